//! The W3C trace context as a header. Which spans there are is the runtime's business.

use crate::headers::Headers;

/// The header's name.
const HEADER: &str = "traceparent";

/// A `traceparent` that was checked: `00-<32 hex>-<16 hex>-<2 hex>`, ids not all zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traceparent(String);

impl Traceparent {
    /// Reads one; `None` when it is not one, so that rubbish from outside never spreads.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let zero = |part: &str| part.bytes().all(|b| b == b'0');
        let known = version == "00" && parts.next().is_none();
        let whole = hex(trace, 32) && hex(span, 16) && hex(flags, 2) && !zero(trace) && !zero(span);
        (known && whole).then(|| Self(text.to_owned()))
    }
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Headers {
    /// Carries a trace context along.
    #[must_use]
    pub fn with_trace(mut self, trace: Option<&Traceparent>) -> Self {
        if let Some(trace) = trace {
            self.set(HEADER, trace.as_str());
        }
        self
    }
    /// The trace context that came along.
    #[must_use]
    pub fn trace(&self) -> Option<Traceparent> {
        self.get(HEADER).and_then(Traceparent::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_trace_context_is_carried() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace = Traceparent::parse(good).unwrap();
        assert_eq!(Headers::default().with_trace(Some(&trace)).trace(), Some(trace));
        for bad in [
            "",
            "00-0af7-b7ad-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert_eq!(Traceparent::parse(bad), None, "{bad}");
        }
    }
}
