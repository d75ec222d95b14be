//! The headers of a message.

use async_nats::HeaderMap;

/// The headers of a message: names with one value each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub(crate) HeaderMap);

impl Headers {
    /// The value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(async_nats::HeaderValue::as_str)
    }
    /// Sets a header. CR and LF, which NATS headers cannot carry, become spaces.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.contains(['\r', '\n']) {
            self.0.insert(name, value.replace(['\r', '\n'], " "));
        } else {
            self.0.insert(name, value);
        }
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// All of them, in no certain order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, values)| {
            let name: &str = name.as_ref();
            values.iter().take(1).map(move |value| (name, value.as_str()))
        })
    }
    /// How many bytes they take on the wire.
    #[must_use]
    pub(crate) fn size(&self) -> usize {
        // "NATS/1.0\r\n", "name: value\r\n" each, "\r\n"
        12 + self.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Self {
        let mut headers = Self::default();
        for (name, value) in pairs {
            headers.set(name.as_ref(), value.as_ref());
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::Headers;

    #[test]
    fn headers_read_back_and_carry_no_line_breaks() {
        let headers: Headers = [("ce-id", "1"), ("ce-note", "a\r\nce-id: 2")].into_iter().collect();
        assert_eq!(headers.get("ce-id"), Some("1"));
        assert_eq!(headers.get("ce-note"), Some("a  ce-id: 2"));
        assert_eq!(headers.get("ce-other"), None);
        assert_eq!(headers.iter().count(), 2);
    }
}
