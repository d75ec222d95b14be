//! The tracking code: ten characters that a complainant can be told on the telephone and nobody can guess.
//!
//! Fifty bits of a keyed hash in Crockford's base 32, which has no I, L, O or U. Guessing is slowed down by whoever takes the
//! code from outside; here only the comparison takes the same time for right and wrong.

use hmac::Mac;

use crate::{KeyRing, derive, normalise};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many characters a tracking code has, without its dash.
pub(crate) const CODE_LENGTH: usize = 10;

impl KeyRing {
    /// The tracking code of a complaint, as `XXXXX-XXXXX`. A new nonce gives a new code and ends the old one.
    ///
    /// It depends on the index secret and not on the data keys, so it survives their rotation.
    pub fn tracking_code(&self, organisation: &str, complaint_number: &str, nonce: &[u8]) -> String {
        let code = self.bare_tracking_code(organisation, complaint_number, nonce);
        let (first, second) = code.split_at(CODE_LENGTH / 2);
        format!("{first}-{second}")
    }

    /// Whether what a person typed or dictated is the tracking code of this complaint, compared in constant time.
    ///
    /// Case, spaces, dashes and full-width characters do not matter; O is read as 0, I and L as 1.
    pub fn check_tracking_code(
        &self,
        organisation: &str,
        complaint_number: &str,
        nonce: &[u8],
        given: &str,
    ) -> bool {
        let expected = self.bare_tracking_code(organisation, complaint_number, nonce);
        let given = normalise::tracking_code(given);
        let given = given.as_ref().map_or("", |given| given.as_str());
        // Hashing both sides once more lets the library's constant-time comparison of tags do the work.
        let tag = |code: &str| self.token.clone().chain_update(derive::framed(&[b"check", code.as_bytes()]));
        tag(given).verify(&tag(&expected).finalize().into_bytes()).is_ok()
    }

    fn bare_tracking_code(&self, organisation: &str, complaint_number: &str, nonce: &[u8]) -> String {
        let input = derive::framed(&[b"code", organisation.as_bytes(), complaint_number.as_bytes(), nonce]);
        let hash = derive::digest(self.token.clone().chain_update(input));
        let bits = hash[..8].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        (0..CODE_LENGTH).map(|i| char::from(ALPHABET[(bits >> (59 - 5 * i)) as usize & 31])).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::ring::tests::ring;

    #[test]
    fn a_code_is_two_groups_of_five_and_stays_the_same() {
        let code = ring(&[1], 1).tracking_code("org-1", "C-2031", b"n");
        assert_eq!(code, "96DYB-MGSFE");
        assert_eq!(code, ring(&[1, 2], 2).tracking_code("org-1", "C-2031", b"n"));
    }

    #[test]
    fn dictated_and_mistyped_spellings_are_accepted() {
        let ring = ring(&[1], 1);
        for number in 0..200 {
            let number = format!("C-{number}");
            let code = ring.tracking_code("org-1", &number, b"n");
            let dictated = code.to_lowercase().replace('0', "o").replace('1', "l").replace('-', " ");
            for given in [code.clone(), dictated, code.replace('-', "－"), code.replace('1', "I")] {
                assert!(ring.check_tracking_code("org-1", &number, b"n", &given), "{given}");
            }
        }
    }

    #[test]
    fn another_code_is_refused() {
        let ring = ring(&[1], 1);
        let code = ring.tracking_code("org-1", "C-2031", b"n");
        assert!(!ring.check_tracking_code("org-2", "C-2031", b"n", &code));
        assert!(!ring.check_tracking_code("org-1", "C-2032", b"n", &code));
        assert!(!ring.check_tracking_code("org-1", "C-2031", b"m", &code));
        for given in ["", "XXXXX-XXXXX", &code[..10], &format!("{code}0"), "投诉编号"] {
            assert!(!ring.check_tracking_code("org-1", "C-2031", b"n", given), "{given}");
        }
    }

    #[test]
    fn codes_do_not_repeat_and_use_every_character() {
        let ring = ring(&[1], 1);
        let codes: HashSet<_> =
            (0..5000).map(|n| ring.tracking_code("org-1", &format!("C-{n}"), b"n")).collect();
        assert_eq!(codes.len(), 5000);
        for position in (0..11).filter(|position| *position != 5) {
            let seen: HashSet<_> = codes.iter().map(|code| code.as_bytes()[position]).collect();
            assert_eq!(seen.len(), 32, "position {position}");
        }
    }
}
