//! Which files are taken: what the bytes are counts, not what the name says.

use contracts::{Problem, ProblemCode};
use infer::MatcherType;

/// Text that is not a program, page or vector image.
pub(super) const PLAIN_TEXT: &str = "text/plain";

/// The type of a file by its first bytes, when it is one that is taken: photographs, films, recordings, PDF, office
/// documents, plain text. Archives, programs, web pages and vector images (which may carry scripts) are not.
pub(super) fn sniff(first: &[u8]) -> Option<&'static str> {
    let Some(found) = infer::get(first) else { return is_text(first).then_some(PLAIN_TEXT) };
    let taken = match found.matcher_type() {
        MatcherType::Image | MatcherType::Video | MatcherType::Audio | MatcherType::Doc => true,
        MatcherType::App
        | MatcherType::Archive
        | MatcherType::Book
        | MatcherType::Font
        | MatcherType::Text
        | MatcherType::Custom => matches!(
            found.mime_type(),
            "application/pdf"
                | "application/rtf"
                | "application/vnd.oasis.opendocument.text"
                | "application/vnd.oasis.opendocument.spreadsheet"
                | "application/vnd.oasis.opendocument.presentation"
        ),
    };
    taken.then(|| found.mime_type())
}

/// UTF-8 without control characters; a character cut at the end of the chunk does not matter.
fn is_text(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or("\0")
        }
        Err(_) => return false,
    };
    let markup = ["<svg", "<!doctype", "<html", "<script", "<?xml"];
    let start: String = text.trim_start_matches('\u{feff}').trim_start().chars().take(10).collect();
    let start = start.to_ascii_lowercase();
    !markup.iter().any(|mark| start.starts_with(mark))
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

pub(super) fn refused() -> Problem {
    Problem::new(ProblemCode::UnsupportedType, "files of this type are not taken")
        .at("/content")
        .expected("an image, a film, a recording, a PDF, an office document or plain text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photographs_papers_and_plain_text_are_taken() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n0000"), Some("image/png"));
        assert_eq!(sniff(b"\xff\xd8\xff\xe0....JFIF"), Some("image/jpeg"));
        assert_eq!(sniff(b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(sniff("订单号,金额\n1,2\n".as_bytes()), Some(PLAIN_TEXT));
        assert_eq!(sniff(&"投诉".as_bytes()[..5]), Some(PLAIN_TEXT));
    }

    #[test]
    fn programs_archives_pages_and_noise_are_not() {
        for bad in [
            &b"\x7fELF\x02\x01\x01"[..],
            b"MZ\x90\x00",
            b"PK\x03\x04\x14\x00\x00\x00",
            b"<html><script>alert(1)</script></html>",
            b"  <svg xmlns='http://www.w3.org/2000/svg'>",
            b"#!/bin/sh\nrm -rf /\n",
            b"\x00\x01\x02\x03",
            b"\xff\xfe\xfd",
        ] {
            assert_eq!(sniff(bad), None, "{bad:?}");
        }
    }
}
