//! Money: yuan to the fen, as whole fen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount in fen (1 yuan = 100 fen).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// A text that is not an amount of yuan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not an amount in yuan: expected digits with at most two decimals, such as 120.50")]
pub struct NotYuan(pub String);

impl Fen {
    /// Parses yuan such as `20`, `20.01`, `-3.5`.
    ///
    /// # Errors
    /// [`NotYuan`] for anything else, more than two decimals, or an amount beyond 64 bits.
    pub fn from_yuan(text: &str) -> Result<Self, NotYuan> {
        let bad = || NotYuan(text.chars().take(40).collect());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').map_or((digits, ""), |(w, p)| (w, p));
        let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let decimals_fit = part.len() <= 2 && (part.is_empty() != digits.contains('.'));
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) || !decimals_fit {
            return Err(bad());
        }
        let yuan: i64 = whole.parse().map_err(|_| bad())?;
        let fen: i64 = format!("{part:0<2}").parse().map_err(|_| bad())?;
        let total = yuan.checked_mul(100).and_then(|y| y.checked_add(fen)).ok_or_else(bad)?;
        Ok(Self(if negative { -total } else { total }))
    }

    /// The sum, or `None` beyond 64 bits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

/// Yuan with two decimals: `120.50`.
impl std::fmt::Display for Fen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_parse_to_the_fen_and_back() {
        for (text, fen) in [("20", 2000), ("20.01", 2001), ("0.5", 50), ("-3.50", -350), ("5000.00", 500_000)]
        {
            assert_eq!(Fen::from_yuan(text).unwrap(), Fen(fen));
        }
        assert_eq!(Fen(12_050).to_string(), "120.50");
        assert_eq!(Fen(-5).to_string(), "-0.05");
    }

    #[test]
    fn what_is_not_yuan_is_refused() {
        for bad in ["", ".", "1.", ".5", "1.234", "1e3", "１", "--1", "99999999999999999999"] {
            assert!(Fen::from_yuan(bad).is_err(), "{bad}");
        }
    }
}
