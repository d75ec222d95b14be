//! One subkey for each purpose, and unambiguous framing of what goes into a hash.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

/// A 32-byte secret that is wiped when dropped.
pub(crate) type Secret32 = Zeroizing<[u8; 32]>;

/// What a subkey is used for. A subkey never serves two purposes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Words,
    Contact,
    Token,
    Index,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Purpose::Words => "redress/words",
            Purpose::Contact => "redress/contact",
            Purpose::Token => "redress/token",
            Purpose::Index => "redress/index",
        }
    }
}

pub(crate) fn subkey(secret: &Secret32, purpose: Purpose) -> Secret32 {
    Zeroizing::new(digest(keyed(secret).chain_update(purpose.label())))
}

/// HMAC-SHA-256 with a 32-byte key. Padding the key to the block with zeros is what HMAC does itself, and cannot fail.
pub(crate) fn keyed(secret: &Secret32) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(secret.as_slice());
    Hmac::new((&*block).into())
}

pub(crate) fn digest(mac: Hmac<Sha256>) -> [u8; 32] {
    mac.finalize().into_bytes().into()
}

/// Each part with its length in front, so that `("ab", "c")` and `("a", "bc")` differ.
pub(crate) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subkey_is_plain_hmac_of_the_label() {
        let secret = Zeroizing::new([7; 32]);
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[7; 32]).unwrap();
        mac.update(b"redress/words");
        assert_eq!(*subkey(&secret, Purpose::Words), digest(mac));
        assert_ne!(subkey(&secret, Purpose::Words), subkey(&secret, Purpose::Contact));
    }

    #[test]
    fn framing_keeps_parts_apart() {
        assert_ne!(framed(&[b"ab", b"c"]), framed(&[b"a", b"bc"]));
        assert_ne!(framed(&[b"", b"a"]), framed(&[b"a"]));
    }
}
