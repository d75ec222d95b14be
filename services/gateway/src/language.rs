//! In which language somebody wants to read, by `Accept-Language` (RFC 9110, 12.5.4). English, unless Chinese is wanted
//! more: programs that say nothing go on reading what they always read.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use contracts::Language;

use crate::problem;

/// The language of the range that is wanted most; the earlier one of two that are wanted alike.
#[must_use]
pub fn wanted(headers: &HeaderMap) -> Language {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let mut best = (0, Language::En);
    for (weight, language) in lines.flat_map(|line| line.split(',')).filter_map(range) {
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

/// One range: how much it is wanted, in thousandths, and which language it is for. `*` is no wish for another one than
/// the usual. `None` for what is no range, and for languages that nobody speaks here.
fn range(text: &str) -> Option<(u16, Language)> {
    let (tag, weight) = text.split_once(';').unwrap_or((text, "q=1"));
    let language = match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
        "zh" => Language::Zh,
        "en" | "*" => Language::En,
        _ => return None,
    };
    let weight: f32 =
        weight.trim().strip_prefix(['q', 'Q'])?.trim().strip_prefix('=')?.trim().parse().ok()?;
    (0.0..=1.0).contains(&weight).then(|| ((weight * 1000.0).round() as u16, language))
}

/// Answers with problems in the language that is wanted.
pub async fn speak(request: Request, next: Next) -> Response {
    let language = wanted(request.headers());
    problem::in_language(next.run(request).await, language)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_best_range_counts_and_english_where_nothing_is_wanted() {
        for (asked, language) in [
            ("zh", Language::Zh),
            ("zh-CN", Language::Zh),
            ("ZH-hans-CN;q=0.9, en;q=0.8", Language::Zh),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("fr, zh;q=0.2", Language::Zh),
            ("zh, en", Language::Zh),
            ("zh;q=0.5, *;q=0.1", Language::Zh),
            ("en;q=0, zh;q=0.1", Language::Zh),
            ("zh-TW;q=0.1, en;q=0.5, zh-CN;q=0.9", Language::Zh),
            ("en, zh", Language::En),
            ("en-GB,en;q=0.9,zh;q=0.8", Language::En),
            ("zh;q=0.3, en;q=0.31", Language::En),
            ("zh;q=0.3, *", Language::En),
            ("zh;q=0", Language::En),
            ("fr", Language::En),
            ("*", Language::En),
            ("", Language::En),
            ("zhuang", Language::En),
            ("zh;q=nan", Language::En),
            ("zh;q=2", Language::En),
            ("zh;level=1", Language::En),
        ] {
            let headers = [(header::ACCEPT_LANGUAGE, HeaderValue::from_static(asked))];
            assert_eq!(wanted(&headers.into_iter().collect()), language, "{asked:?}");
        }
        assert_eq!(wanted(&HeaderMap::new()), Language::En);
        let mut two = HeaderMap::new();
        two.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en;q=0.1"));
        two.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static("zh"));
        assert_eq!(wanted(&two), Language::Zh, "a list may be cut into lines");
    }
}
