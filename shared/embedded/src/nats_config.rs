//! A nats-server configuration with its placeholders filled in.
//!
//! The caller writes the text – accounts, permissions, limits – and leaves to us what depends on the
//! machine: `{port}`, `{monitor_port}`, `{store_dir}`, `{data_dir}`, and `{…_port}` under any other name
//! (`{cluster_port}`, `{websocket_port}`), for each of which a free port is chosen and kept.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::ports::Ports;

pub(crate) const CLIENT: &str = "port";
pub(crate) const MONITOR: &str = "monitor_port";

/// The names of all ports that the text asks for; the client's and the monitor's are always among them.
pub(crate) fn port_names(template: &str) -> Vec<String> {
    let mut names = vec![CLIENT.to_owned(), MONITOR.to_owned()];
    for rest in template.split('{').skip(1) {
        let Some((word, _)) = rest.split_once('}') else { continue };
        let plain = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if plain && word.ends_with("_port") && !names.iter().any(|name| name == word) {
            names.push(word.to_owned());
        }
    }
    names
}

/// The finished text.
pub(crate) fn render(template: &str, ports: &Ports, data_dir: &Path, store_dir: &Path) -> Result<String> {
    ensure!(template.contains("{port}"), "the nats-server configuration has no {{port}} to fill in");
    let mut text = template.to_owned();
    if !template.contains("{monitor_port}") {
        text.push_str("\nhttp: \"127.0.0.1:{monitor_port}\"\n");
    }
    for name in port_names(template) {
        let port = ports.get(&name).with_context(|| format!("no port was chosen for {name}"))?;
        text = text.replace(&format!("{{{name}}}"), &port.to_string());
    }
    for (placeholder, folder) in [("{store_dir}", store_dir), ("{data_dir}", data_dir)] {
        let folder = folder.to_str().with_context(|| format!("{} is not UTF-8", folder.display()))?;
        ensure!(!folder.contains(['"', '\\', '\n']), "{folder:?} cannot be written into a configuration");
        text = text.replace(placeholder, folder);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::port_names;

    #[test]
    fn ports_are_found_by_their_placeholders_and_blocks_are_left_alone() {
        let names =
            port_names("listen: 127.0.0.1:{port}\ncluster {name: c, listen: 127.0.0.1:{cluster_port}}\n");
        assert_eq!(names, ["port", "monitor_port", "cluster_port"]);
    }
}
