//! `ETag`s: the version of a subject in each service that holds it.
//!
//! A complaint has a version in every service, so its tag names them: `"intake-3.routing-7"`. `If-Match` with the tag
//! of the last answer sets the condition on the service that takes the order. Where one service owns the whole thing,
//! the tag names that service alone; a plain number is understood as the version there.

use std::collections::BTreeMap;

use axum::http::HeaderValue;
use contracts::{Problem, ProblemCode, ServiceName};

use crate::problem::Refusal;

/// The versions that somebody read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tag {
    versions: BTreeMap<ServiceName, u64>,
    plain: Option<u64>,
}

impl Tag {
    /// The tag of one service's version.
    #[must_use]
    pub fn of(service: ServiceName, version: u64) -> Self {
        Self { versions: BTreeMap::from([(service, version)]), plain: None }
    }
    /// Adds a version.
    pub fn add(&mut self, service: ServiceName, version: u64) {
        self.versions.insert(service, version);
    }
    /// Whether it names no version.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty() && self.plain.is_none()
    }

    /// Reads a tag, with its quotes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('"')?.strip_suffix('"')?;
        if let Ok(version) = inner.parse() {
            return Some(Self { versions: BTreeMap::new(), plain: Some(version) });
        }
        let read = |part: &str| {
            let (service, version) = part.split_once('-')?;
            Some((service.parse().ok()?, version.parse().ok()?))
        };
        let versions = inner.split('.').map(read).collect::<Option<BTreeMap<_, _>>>()?;
        Some(Self { versions, plain: None })
    }

    /// The version that was read of `service`.
    ///
    /// # Errors
    /// `invalid-field` when the tag does not name it: the condition could not be checked.
    pub fn version_of(&self, service: ServiceName) -> Result<u64, Refusal> {
        self.versions.get(&service).copied().or(self.plain).ok_or_else(|| {
            let problem =
                Problem::new(ProblemCode::InvalidField, "If-Match names no version of this service");
            problem.at("If-Match").expected(format!("an ETag with {service}-…")).into()
        })
    }

    /// As a header.
    #[must_use]
    pub fn header(&self) -> Option<HeaderValue> {
        if self.is_empty() {
            return None;
        }
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<_> =
            self.versions.iter().map(|(service, version)| format!("{service}-{version}")).collect();
        match self.plain {
            Some(version) => write!(f, "\"{version}\""),
            None => write!(f, "\"{}\"", parts.join(".")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_reads_back() {
        let mut tag = Tag::of(ServiceName::Routing, 7);
        tag.add(ServiceName::Intake, 3);
        assert_eq!(tag.to_string(), "\"intake-3.routing-7\"");
        assert_eq!(Tag::parse("\"intake-3.routing-7\""), Some(tag.clone()));
        assert_eq!(tag.version_of(ServiceName::Routing).unwrap(), 7);
        assert!(tag.version_of(ServiceName::Approval).is_err());
        assert_eq!(Tag::parse("\"4\"").unwrap().version_of(ServiceName::Approval).unwrap(), 4);
        for bad in ["", "3", "\"\"", "\"intake\"", "\"nobody-3\"", "W/\"3\"", "\"intake--1\""] {
            assert_eq!(Tag::parse(bad), None, "{bad}");
        }
    }
}
