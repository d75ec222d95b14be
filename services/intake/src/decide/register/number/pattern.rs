//! Whether two number patterns could give the same number.

use std::collections::HashSet;

/// The pattern without the width of its serial: `{serial:4}` and `{serial:6}` share a counter, and with it never the
/// same number, for a serial is drawn once.
pub(super) fn without_width(pattern: &str) -> String {
    let Some((before, after)) = pattern.split_once("{serial:") else { return pattern.to_owned() };
    let rest = after.split_once('}').map_or("", |(_, rest)| rest);
    format!("{before}{{serial}}{rest}")
}

/// What may stand at one place of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// This character.
    Letter(char),
    /// A digit from 0 to this one.
    UpTo(char),
    /// Any number of digits.
    Digits,
}

/// Whether a number exists that both patterns could give, whatever the date and the width of the serial. Patterns that
/// differ only in how their serial begins anew do meet.
pub(super) fn may_meet(one: &str, other: &str) -> bool {
    let (one, other) = (places(one), places(other));
    let (mut open, mut seen) = (vec![(0, 0)], HashSet::new());
    while let Some((a, b)) = open.pop() {
        if !seen.insert((a, b)) {
            continue;
        }
        match (one.get(a), other.get(b)) {
            (None, None) => return true,
            (Some(Place::Digits), right) => {
                open.push((a + 1, b));
                // One more digit of the serial, against whatever the other has there.
                match right {
                    Some(Place::Digits) => open.push((a, b + 1)),
                    Some(right) if both(Place::UpTo('9'), *right) => open.push((a, b + 1)),
                    Some(_) | None => {}
                }
            }
            (left, Some(Place::Digits)) => {
                open.push((a, b + 1));
                if left.is_some_and(|left| both(*left, Place::UpTo('9'))) {
                    open.push((a + 1, b));
                }
            }
            (Some(left), Some(right)) if both(*left, *right) => open.push((a + 1, b + 1)),
            (Some(_), Some(_)) | (None, Some(_)) | (Some(_), None) => {}
        }
    }
    false
}

fn both(one: Place, other: Place) -> bool {
    match (one, other) {
        (Place::Letter(one), Place::Letter(other)) => one == other,
        (Place::Letter(letter), Place::UpTo(digit)) | (Place::UpTo(digit), Place::Letter(letter)) => {
            letter.is_ascii_digit() && letter <= digit
        }
        (Place::UpTo(_), Place::UpTo(_)) | (Place::Digits, _) | (_, Place::Digits) => true,
    }
}

/// Takes a pattern apart. What follows a space is not part of the number.
fn places(pattern: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let mut rest = pattern.split(' ').next().unwrap_or_default();
    while let Some(first) = rest.chars().next() {
        let braced = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let Some((name, after)) = braced else {
            places.push(Place::Letter(first));
            rest = &rest[first.len_utf8()..];
            continue;
        };
        rest = after;
        match name {
            "yyyy" => {
                places.extend([Place::Letter('2'), Place::Letter('0'), Place::UpTo('9'), Place::UpTo('9')])
            }
            "yy" => places.extend([Place::UpTo('9'), Place::UpTo('9')]),
            "mm" => places.extend([Place::UpTo('1'), Place::UpTo('9')]),
            "dd" => places.extend([Place::UpTo('3'), Place::UpTo('9')]),
            // A serial has one digit at least.
            _ => places.extend([Place::UpTo('9'), Place::Digits]),
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_differ_in_width_alone_share_a_counter() {
        assert_eq!(without_width("TS{yyyy}{serial:4}-A"), "TS{yyyy}{serial}-A");
        assert_eq!(without_width("TS{yyyy}{serial:6}-A"), "TS{yyyy}{serial}-A");
    }

    #[test]
    fn patterns_meet_only_where_a_number_could_be_both() {
        let dated = "TS{yyyy}{mm}{dd}{serial}";
        assert!(may_meet(dated, "TS2025{serial}"));
        assert!(may_meet(dated, "TS{yyyy}{serial}"));
        assert!(may_meet("{serial}{yy}", "{serial}"));
        assert!(may_meet(dated, dated));
        for apart in [
            "8D{yyyy}{mm}{dd}{serial}",
            "TS-{yyyy}{mm}{dd}{serial}",
            "TS{serial}-A",
            "TS1999{serial}",
            "TS{serial}A",
        ] {
            assert!(!may_meet(dated, apart), "{apart}");
            assert!(!may_meet(apart, dated), "{apart}");
        }
        assert!(!may_meet("A{yyyy}-{serial}", "A{yy}-{serial}"));
    }
}
