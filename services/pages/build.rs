//! Says what to do when the packages of others that the pages use are not here yet: without this, the embedding would
//! fail with the name of a folder.

use std::path::Path;

/// What is embedded of others; the list of `src/assets.rs`.
const NEEDED: [&str; 4] = [
    "@tabler/core/dist/css/tabler.min.css",
    "htmx.org/dist/htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js",
    "echarts/dist/echarts.simple.min.js",
];

fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=assets");
    println!("cargo:rerun-if-changed=package-lock.json");
    for name in NEEDED {
        let path = Path::new("node_modules").join(name);
        println!("cargo:rerun-if-changed={}", path.display());
        if !path.exists() {
            return Err(format!(
                "services/pages/node_modules/{name} is missing: run deploy/install, or `npm ci --ignore-scripts` in services/pages"
            ));
        }
    }
    Ok(())
}
