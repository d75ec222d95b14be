//! Keeping contact data out of logs, and showing just enough of it to be recognised.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::normalise;

/// A value that logs never show: `Debug` and `Display` print `***`.
///
/// It serialises as the value itself, because answers and messages must carry it; only looking at it by accident is
/// prevented. Reading it takes [`Masked::expose`], which is easy to search for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Masked<T>(T);

impl<T> Masked<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Masked(value)
    }

    /// The value, for a place that has good reason to see it.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, giving up the wrapper.
    pub fn into_exposed(self) -> T {
        self.0
    }

    /// Another value made of this one, still wrapped.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Masked<U> {
        Masked(change(self.0))
    }
}

impl<T> From<T> for Masked<T> {
    fn from(value: T) -> Self {
        Masked(value)
    }
}

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A telephone number with its middle hidden: `13812345678` becomes `138****5678`.
///
/// Chinese numbers are shown as dialled inside China, without their extension. Of other text the last four digits stay when
/// there are at least eight digits, and nothing otherwise.
pub fn mask_phone(phone: &str) -> String {
    let known = normalise::phone(phone);
    let number = known.as_ref().map_or(phone, |known| known.as_str().split(';').next().unwrap_or_default());
    let mut digits: Vec<char> =
        number.chars().map(normalise::half_width).filter(char::is_ascii_digit).collect();
    if let (Some(_), Some(national)) = (&known, number.strip_prefix("+86")) {
        let mobile = national.starts_with('1') && national.len() == 11;
        let free_call = (national.starts_with("400") || national.starts_with("800")) && national.len() == 10;
        let trunk = if mobile || free_call { "" } else { "0" };
        digits = trunk.chars().chain(national.chars()).collect();
    }
    let shown = |part: &[char]| part.iter().collect::<String>();
    match digits.len() {
        0..8 => "****".to_owned(),
        8..11 => format!("****{}", shown(&digits[digits.len() - 4..])),
        count => format!("{}****{}", shown(&digits[..3]), shown(&digits[count - 4..])),
    }
}

/// An e-mail address with only the first character of the local part: `zhang@example.com` becomes `z***@example.com`.
pub fn mask_email(email: &str) -> String {
    let Some((local, domain)) = email.trim().rsplit_once(['@', '＠']) else { return "***".to_owned() };
    let mut local = local.chars();
    match (local.next(), local.next()) {
        (Some(first), Some(_)) => format!("{first}***@{domain}"),
        _ => format!("***@{domain}"),
    }
}

/// A name with only its first character: `张三丰` becomes `张**`. Spaces and the middle dot stay. A single character is hidden.
pub fn mask_name(name: &str) -> String {
    let name = name.trim();
    if name.chars().nth(1).is_none() {
        return name.chars().map(|_| '*').collect();
    }
    let hidden = |c: char| if c.is_whitespace() || c == '·' { c } else { '*' };
    name.chars().enumerate().map(|(i, c)| if i == 0 { c } else { hidden(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Contact {
        phone: Masked<String>,
        email: Option<Masked<String>>,
    }

    #[test]
    fn masked_content_never_shows_but_serialises_as_itself() {
        let contact = Contact { phone: "13812345678".to_owned().into(), email: None };
        assert_eq!(format!("{contact:?}"), "Contact { phone: ***, email: None }");
        assert_eq!(format!("{}", contact.phone), "***");
        let json = serde_json::to_string(&contact).unwrap();
        assert_eq!(json, r#"{"phone":"13812345678","email":null}"#);
        assert_eq!(serde_json::from_str::<Contact>(&json).unwrap(), contact);
        assert_eq!(contact.phone.map(|phone| phone.len()).into_exposed(), 11);
    }

    #[test]
    fn telephone_numbers_keep_their_ends() {
        assert_eq!(mask_phone("13812345678"), "138****5678");
        assert_eq!(mask_phone("+86 138-1234-5678"), "138****5678");
        assert_eq!(mask_phone("１３８１２３４５６７８"), "138****5678");
        assert_eq!(mask_phone("021-12345678转801"), "021****5678");
        assert_eq!(mask_phone("0571-88886666"), "057****6666");
        assert_eq!(mask_phone("400-800-1234"), "****1234");
        assert_eq!(mask_phone("+44 20 7946 0958"), "442****0958");
        assert_eq!(mask_phone("88886666"), "****6666");
        assert_eq!(mask_phone("10086"), "****");
        assert_eq!(mask_phone("无"), "****");
    }

    #[test]
    fn addresses_keep_their_domain() {
        assert_eq!(mask_email("zhangsan@example.com"), "z***@example.com");
        assert_eq!(mask_email("张三@例子.中国"), "张***@例子.中国");
        assert_eq!(mask_email("a@qq.com"), "***@qq.com");
        assert_eq!(mask_email("13812345678"), "***");
    }

    #[test]
    fn names_keep_their_first_character() {
        assert_eq!(mask_name("张三丰"), "张**");
        assert_eq!(mask_name(" 李四 "), "李*");
        assert_eq!(mask_name("阿卜杜拉·买买提"), "阿***·***");
        assert_eq!(mask_name("John Smith"), "J*** *****");
        assert_eq!(mask_name("张"), "*");
        assert_eq!(mask_name(""), "");
    }
}
