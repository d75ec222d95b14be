//! Telephone numbers in international form (E.164), as they are written in China.
//!
//! A number without a country code is read as a number in mainland China. What would have to be guessed is not: a local number
//! without its area code, or a short service number such as 10086, gives `None`.

use super::{Normalised, is_dash, plain};

/// What separates an extension, longest spelling first where one begins another.
const EXTENSION_MARKS: [&str; 9] = [";ext=", "转分机", "转", "轉", "分机", "ext.", "ext", "x", "#"];

/// A telephone number: `+8613812345678`, or `+862112345678;ext=801` with an extension.
pub fn phone(raw: &str) -> Option<Normalised> {
    let text = plain(raw).trim().to_ascii_lowercase();
    let (number, extension) = split_extension(&text);
    let number = e164(number)?;
    match extension.map(extension_digits) {
        None => Some(Normalised(number)),
        Some(extension) => Some(Normalised(format!("{number};ext={}", extension?))),
    }
}

fn split_extension(text: &str) -> (&str, Option<&str>) {
    let marked =
        EXTENSION_MARKS.iter().filter_map(|mark| Some((text.find(mark)?, *mark))).min_by_key(|(at, _)| *at);
    match marked {
        Some((at, mark)) => (&text[..at], Some(&text[at + mark.len()..])),
        None => split_dashed_extension(text),
    }
}

/// `021-12345678-801`: three groups, of which the second is a whole subscriber number.
fn split_dashed_extension(text: &str) -> (&str, Option<&str>) {
    let groups: Vec<&str> = text.split(is_dash).map(str::trim).collect();
    let all_digits = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    match groups.as_slice() {
        [area, subscriber, extension]
            if all_digits
                && area.starts_with('0')
                && matches!(area.len(), 3 | 4)
                && matches!(subscriber.len(), 7 | 8)
                && !extension.is_empty() =>
        {
            let end = text.rfind(is_dash).unwrap_or(text.len());
            (&text[..end], Some(extension))
        }
        _ => (text, None),
    }
}

fn extension_digits(text: &str) -> Option<String> {
    let (_, digits) = digits(text)?;
    matches!(digits.len(), 1..=6).then_some(digits)
}

fn e164(text: &str) -> Option<String> {
    let (plus, digits) = digits(text)?;
    let international = match plus {
        Plus::Written => Some(digits.as_str()),
        Plus::Absent => digits.strip_prefix("00"),
    };
    match international {
        Some(number) => abroad_or_china(number),
        None => written_in_china(&digits),
    }
    .map(|number| format!("+{number}"))
}

enum Plus {
    Written,
    Absent,
}

/// The digits of a number and whether a plus stands in front; `None` when anything but layout is among them.
/// A trunk zero in brackets, as in `+44 (0)20`, is dropped.
fn digits(text: &str) -> Option<(Plus, String)> {
    let international = text.trim_start_matches(['(', ' ']).starts_with(['+']) || text.starts_with("00");
    let text = if international { text.replace("(0)", "") } else { text.to_owned() };
    let (mut plus, mut digits) = (Plus::Absent, String::new());
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() && matches!(plus, Plus::Absent) => plus = Plus::Written,
            '(' | ')' | '.' | '/' | '·' => {}
            c if c.is_whitespace() || is_dash(c) => {}
            _ => return None,
        }
    }
    Some((plus, digits))
}

fn abroad_or_china(number: &str) -> Option<String> {
    if let Some(national) = number.strip_prefix("86") {
        return china(national.strip_prefix('0').unwrap_or(national));
    }
    (matches!(number.len(), 7..=15) && !number.starts_with('0')).then(|| number.to_owned())
}

fn written_in_china(digits: &str) -> Option<String> {
    if let Some(national) = digits.strip_prefix('0') {
        return china(national);
    }
    if is_mobile(digits) || is_free_call(digits) {
        return china(digits);
    }
    abroad_or_china(digits.strip_prefix("86").map(|_| digits)?)
}

fn china(national: &str) -> Option<String> {
    (is_mobile(national) || is_landline(national) || is_free_call(national)).then(|| format!("86{national}"))
}

fn is_mobile(national: &str) -> bool {
    national.len() == 11 && national.starts_with('1') && matches!(national.as_bytes()[1], b'3'..=b'9')
}

/// Without the trunk zero: 10 and 2x have two digits of area code, the others three; subscribers have seven or eight.
fn is_landline(national: &str) -> bool {
    match national.as_bytes() {
        [b'1', b'0', ..] | [b'2', ..] => matches!(national.len(), 9 | 10),
        [b'3'..=b'9', ..] => matches!(national.len(), 10 | 11),
        _ => false,
    }
}

fn is_free_call(national: &str) -> bool {
    national.len() == 10 && (national.starts_with("400") || national.starts_with("800"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_become(expected: &str, spellings: &[&str]) {
        for raw in spellings {
            assert_eq!(phone(raw).as_ref().map(Normalised::as_str), Some(expected), "{raw}");
        }
    }

    #[test]
    fn a_mobile_number_has_one_spelling() {
        all_become(
            "+8613812345678",
            &[
                "13812345678",
                " 138 1234 5678 ",
                "138-1234-5678",
                "138—1234—5678",
                "+8613812345678",
                "+86 138-1234-5678",
                "(+86)13812345678",
                "+86(0)13812345678",
                "0086 138 1234 5678",
                "8613812345678",
                "013812345678",
                "１３８１２３４５６７８",
                "＋８６　１３８－１２３４－５６７８",
                "\u{202A}13812345678\u{202C}",
            ],
        );
    }

    #[test]
    fn a_landline_has_one_spelling() {
        all_become(
            "+862112345678",
            &["021-12345678", "(021) 1234 5678", "（021）12345678", "+86 21 12345678"],
        );
        all_become(
            "+862112345678",
            &["+86-021-12345678", "0086-21-12345678", "862112345678", "+86 (0)21 1234-5678"],
        );
        all_become("+861012345678", &["010-12345678", "+86 10 1234 5678"]);
        all_become("+8657188886666", &["0571-88886666", "0571-8888-6666", "057188886666"]);
        all_become("+867971234567", &["0797-1234567"]);
        all_become("+864008001234", &["400-800-1234", "4008001234", "+864008001234"]);
    }

    #[test]
    fn extensions_are_kept() {
        all_become(
            "+862112345678;ext=801",
            &["021-12345678转801", "021-12345678-801", "02112345678 ext. 801"],
        );
        all_become(
            "+862112345678;ext=801",
            &["021-12345678 转分机 801", "021-12345678#801", "+862112345678;ext=801"],
        );
        assert_eq!(phone("021-12345678转"), None);
        assert_eq!(phone("021-12345678转王经理"), None);
    }

    #[test]
    fn numbers_from_abroad_keep_their_country() {
        all_become("+442079460958", &["+44 20 7946 0958", "+44 (0)20 7946 0958", "0044 20 79460958"]);
        all_become("+85291234567", &["+852 9123 4567", "00852-91234567"]);
        all_become("+14155550123", &["+1 (415) 555-0123", "+1.415.555.0123"]);
    }

    #[test]
    fn what_would_have_to_be_guessed_is_not_a_number() {
        for raw in [
            "",
            "无",
            "10086",
            "95588",
            "88886666",
            "1381234567",
            "138123456789",
            "12812345678",
            "13812345678张三",
            "+",
            "+86",
            "+8612345",
            "+0123456789",
            "138+12345678",
            "++8613812345678",
            "+1234567890123456",
            "zhang@qq.com",
        ] {
            assert_eq!(phone(raw), None, "{raw}");
        }
    }
}
