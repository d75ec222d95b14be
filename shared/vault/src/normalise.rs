//! One spelling for values that are looked up by blind index.
//!
//! Rules here decide what counts as the same: changing one means computing the stored indexes of that field again. A
//! normaliser answers `None` for text that cannot be such a value, and giving it its own result changes nothing.

mod phone;

use std::fmt;

pub use phone::phone;

use crate::tracking::CODE_LENGTH;

/// A value in its one spelling, made by the functions of this module only. Logs do not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Normalised(String);

impl Normalised {
    /// The spelling itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn not_empty(text: String) -> Option<Self> {
        (!text.is_empty()).then_some(Normalised(text))
    }
}

impl fmt::Debug for Normalised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An e-mail address: half-width, the domain in lower case, the local part as written (its case is the mail server's matter).
pub fn email(raw: &str) -> Option<Normalised> {
    let text = plain(raw);
    let (local, domain) = text.trim().rsplit_once('@')?;
    let domain = domain.to_lowercase().replace(['。', '｡'], ".");
    let domain = domain.trim_end_matches('.');
    let bad = |part: &str| part.is_empty() || part.contains(|c: char| c.is_whitespace() || c == '@');
    if bad(local) || bad(domain) || domain.split('.').any(str::is_empty) {
        return None;
    }
    Some(Normalised(format!("{local}@{domain}")))
}

/// A name: half-width, one space between words, none between Chinese characters, one kind of middle dot.
pub fn name(raw: &str) -> Option<Normalised> {
    let text = plain(raw).replace(['•', '・', '‧', '･', '∙', '⋅'], "·");
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let joins = |end: Option<char>| end.is_some_and(|c| is_chinese(c) || c == '·');
        let run_together = joins(out.chars().next_back()) && joins(word.chars().next());
        if !out.is_empty() && !run_together {
            out.push(' ');
        }
        out.push_str(word);
    }
    Normalised::not_empty(out)
}

/// An order number: half-width, upper case, without spaces and dashes.
pub fn order_number(raw: &str) -> Option<Normalised> {
    let kept: String = plain(raw).chars().filter(|c| !c.is_whitespace() && !is_dash(*c)).collect();
    Normalised::not_empty(kept.to_uppercase())
}

/// A tracking code as typed or dictated: ten characters without the dash, O read as 0, I and L as 1.
pub fn tracking_code(raw: &str) -> Option<Normalised> {
    let code: String = order_number(raw)?
        .as_str()
        .chars()
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let fits = code.len() == CODE_LENGTH && code.chars().all(|c| c.is_ascii_alphanumeric() && c != 'U');
    fits.then_some(Normalised(code))
}

/// Any other identifier, such as a customer number or an account name: half-width, lower case, one space between words.
pub fn text(raw: &str) -> Option<Normalised> {
    let lower = plain(raw).to_lowercase();
    Normalised::not_empty(lower.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Half-width characters, without the invisible ones that come along when text is copied from chats and spreadsheets.
fn plain(raw: &str) -> String {
    raw.chars().filter(|c| !is_invisible(*c)).map(half_width).collect()
}

/// The half-width form of a full-width letter, digit, sign or space.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}')
}

/// Chinese characters: the unified ideographs with extension A, the compatibility block, the iteration marks, and the planes
/// kept for rare characters.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(normalised: Option<Normalised>) -> Option<String> {
        normalised.map(|value| value.0)
    }

    #[test]
    fn addresses_differ_in_nothing_but_the_local_part() {
        for raw in [
            "Li.Si@QQ.com",
            " Li.Si@qq.COM. ",
            "Ｌｉ.Ｓｉ＠ｑｑ．ｃｏｍ",
            "Li.Si@qq。com",
            "\u{202A}Li.Si@qq.com\u{202C}",
        ] {
            assert_eq!(spelled(email(raw)).as_deref(), Some("Li.Si@qq.com"), "{raw}");
        }
        assert_eq!(spelled(email("投诉@例子.中国")).as_deref(), Some("投诉@例子.中国"));
        for raw in ["", "qq.com", "@qq.com", "li@", "li si@qq.com", "li@qq..com", "li@@qq.com", "li@.com"] {
            assert_eq!(email(raw), None, "{raw}");
        }
    }

    #[test]
    fn names_are_compared_without_layout() {
        for raw in ["张三丰", " 张三丰 ", "张　三　丰", "张 三丰", "张\u{200B}三丰"] {
            assert_eq!(spelled(name(raw)).as_deref(), Some("张三丰"), "{raw}");
        }
        assert_eq!(spelled(name("阿卜杜拉 • 买买提")).as_deref(), Some("阿卜杜拉·买买提"));
        assert_eq!(spelled(name("Ｊｏｈｎ　  Smith")).as_deref(), Some("John Smith"));
        assert_eq!(spelled(name("王 Peter")).as_deref(), Some("王 Peter"));
        assert_eq!(name(" 　 "), None);
    }

    #[test]
    fn order_numbers_are_compared_without_layout() {
        for raw in ["jd-2024 0012 ab", "JD20240012AB", "ＪＤ－２０２４００１２ａｂ", "JD—2024–0012−AB"]
        {
            assert_eq!(spelled(order_number(raw)).as_deref(), Some("JD20240012AB"), "{raw}");
        }
        assert_eq!(spelled(order_number("订单 88_1/2")).as_deref(), Some("订单88_1/2"));
        assert_eq!(order_number(" - "), None);
    }

    #[test]
    fn tracking_codes_forgive_what_is_easily_misheard() {
        assert_eq!(spelled(tracking_code("7k3qf-9m2xo")).as_deref(), Some("7K3QF9M2X0"));
        assert_eq!(spelled(tracking_code("７Ｋ３ＱＦ　９Ｍ２Ｘｌ")).as_deref(), Some("7K3QF9M2X1"));
        for raw in ["", "7K3QF", "7K3QF-9M2XU", "7K3QF-9M2X?", "七K3QF-9M2XA"] {
            assert_eq!(tracking_code(raw), None, "{raw}");
        }
    }

    #[test]
    fn other_identifiers_ignore_case_and_spaces() {
        assert_eq!(spelled(text(" ＶＩＰ  客户 No.7 ")).as_deref(), Some("vip 客户 no.7"));
        assert_eq!(text("\u{FEFF}"), None);
    }

    #[test]
    fn a_normalised_value_is_not_shown() {
        assert_eq!(format!("{:?}", name("张三丰").unwrap()), "***");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(raw in "[ -~　！-～张三·•・。\u{2010}-\u{2015}]{0,24}|\\PC{0,24}|[+0-9 ()转x-]{5,20}") {
            for normalise in [email, name, order_number, tracking_code, text, phone] {
                if let Some(once) = normalise(&raw) {
                    prop_assert_eq!(spelled(normalise(once.as_str())), Some(once.0));
                }
            }
        }
    }
}
