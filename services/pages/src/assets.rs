//! Style and script: embedded in the program, served under names that hold their content, so that a browser keeps them
//! for good and never asks again, and a new program is never met with an old style.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::Digest as _;

/// Where they are served.
pub const BASE: &str = "/assets/";

/// What comes from the npm registry when the program is built; `build.rs` says so when it is missing.
#[derive(RustEmbed)]
#[folder = "node_modules"]
#[include = "@tabler/core/dist/css/tabler.min.css"]
#[include = "htmx.org/dist/htmx.min.js"]
#[include = "htmx.org/dist/ext/hx-sse.min.js"]
#[include = "echarts/dist/echarts.simple.min.js"]
struct OfOthers;

/// What is ours.
#[derive(RustEmbed)]
#[folder = "assets"]
struct Ours;

/// One asset.
#[derive(Debug)]
pub struct Asset {
    /// Its name in addresses, such as `tabler.0f3c….css`.
    pub name: String,
    /// Its media type.
    pub media: &'static str,
    /// Its content.
    pub plain: Cow<'static, [u8]>,
    /// Its content, compressed once.
    pub gzip: Vec<u8>,
    key: &'static str,
}

/// The assets of the pages, by the name that the pages use.
const LISTED: [(&str, &str); 8] = [
    ("tabler.css", "@tabler/core/dist/css/tabler.min.css"),
    ("htmx.js", "htmx.org/dist/htmx.min.js"),
    ("sse.js", "htmx.org/dist/ext/hx-sse.min.js"),
    ("console.css", "console.css"),
    ("console.js", "console.js"),
    ("icon.svg", "icon.svg"),
    ("echarts.js", "echarts/dist/echarts.simple.min.js"),
    ("charts.js", "charts.js"),
];

/// Those that only pages with charts load.
pub const OF_CHARTS: [&str; 2] = ["echarts.js", "charts.js"];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let found = LISTED.iter().filter_map(|(key, path)| {
        let file = OfOthers::get(path).or_else(|| Ours::get(path))?;
        Some(Asset::new(key, without_map(file.data)))
    });
    found.collect()
});

/// The last line of a minified file names a map that is not served.
fn without_map(content: Cow<'static, [u8]>) -> Cow<'static, [u8]> {
    let text = String::from_utf8_lossy(&content);
    let kept = text.trim_end().rsplit_once('\n').filter(|(_, last)| last.contains("sourceMappingURL="));
    match kept {
        Some((before, _)) => Cow::Owned(before.as_bytes().to_vec()),
        None => content,
    }
}

impl Asset {
    fn new(key: &'static str, plain: Cow<'static, [u8]>) -> Self {
        let hash = hex::encode(&sha2::Sha256::digest(&plain)[..8]);
        let (stem, ending) = key.rsplit_once('.').unwrap_or((key, ""));
        let media = match ending {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory does not fail.
        let packed = gzip.write_all(&plain).and_then(|()| gzip.finish()).unwrap_or_default();
        Self { name: format!("{stem}.{hash}.{ending}"), media, plain, gzip: packed, key }
    }
}

/// The address of an asset, by the name that the pages use; the empty text for one that there is not, which the tests
/// rule out.
#[must_use]
pub fn address(key: &str) -> String {
    let found = ASSETS.iter().find(|asset| asset.key == key);
    found.map(|asset| format!("{BASE}{}", asset.name)).unwrap_or_default()
}

/// The asset that an address names.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_embedded_and_found_by_its_address() {
        for (key, path) in LISTED {
            let address = address(key);
            let asset =
                find(address.strip_prefix(BASE).unwrap()).unwrap_or_else(|| panic!("{path} is missing"));
            assert!(!asset.plain.is_empty() && !asset.gzip.is_empty(), "{key}");
            assert!(!String::from_utf8_lossy(&asset.plain).contains("sourceMappingURL"), "{key}");
        }
    }

    #[test]
    fn what_every_page_loads_weighs_less_than_200_kb() {
        let (charts, all): (Vec<_>, Vec<_>) = ASSETS.iter().partition(|asset| OF_CHARTS.contains(&asset.key));
        let weight = |assets: &[&Asset]| assets.iter().map(|asset| asset.gzip.len()).sum::<usize>();
        assert!(weight(&all) < 200_000, "{} bytes", weight(&all));
        assert!(weight(&charts) < 180_000, "{} bytes", weight(&charts));
    }
}
