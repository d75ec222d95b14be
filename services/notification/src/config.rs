//! What can be configured about notification.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context as _;
use contracts::ChannelKey;
use jiff::SignedDuration;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use runtime::config::{Findings, Section};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// Notification's section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationConfig {
    /// The mail server, `smtp://host:port`; empty: messages lie in the outbox that can be listed.
    pub smtp_url: SecretString,
    /// The sender's address.
    pub smtp_from: String,
    /// The subject line of messages whose template has none.
    pub smtp_subject: String,
    /// The channels whose messages go by mail, where the customer has an address.
    pub mail_channels: BTreeSet<ChannelKey>,
    /// Pauses before each further attempt; after the last the message has failed.
    pub retry: Vec<SignedDuration>,
    /// How often the sender looks for messages when there were none.
    #[serde(with = "runtime::config::duration")]
    pub poll: Duration,
}

impl Section for NotificationConfig {
    const DEFAULTS: &'static str = r#"
# The mail server, as smtp://host:port, smtps://user:password@host or smtp://host?tls=required. Secret.
# Empty: messages lie in the outbox that can be listed.
smtp_url = ""
# The address that messages come from, such as "客户服务部 <service@example.com>".
smtp_from = "Redress <redress@localhost.localdomain>"
# The subject line of messages whose template has none.
smtp_subject = "关于您的投诉 / About your complaint"
# The channels whose messages go by mail. On all but "email" a customer without an address finds the message listed.
mail_channels = ["email", "web"]
# The pause before each further attempt; after the last the message has failed.
retry = ["10s", "1m", "5m", "30m", "2h", "6h"]
# How often the sender looks for messages when there were none.
poll = "500ms"
"#;

    fn check(&self, findings: &mut Findings) {
        if self.mails() {
            findings.require(
                self.transport().is_ok(),
                "smtp_url",
                "(secret)",
                "the address of a mail server",
            );
        }
        let from = self.smtp_from.parse::<lettre::message::Mailbox>();
        findings.require(
            from.is_ok(),
            "smtp_from",
            &self.smtp_from,
            "an e-mail address, with or without a name",
        );
        let shortest = self.retry.iter().min().copied();
        findings.require(
            shortest.is_none_or(|pause| pause.is_positive()),
            "retry",
            "0s or less",
            "pauses above 0s",
        );
        findings.require(
            self.poll >= Duration::from_millis(10),
            "poll",
            format!("{:?}", self.poll),
            "at least 10ms",
        );
    }
}

impl NotificationConfig {
    /// Whether a mail server is configured.
    #[must_use]
    pub fn mails(&self) -> bool {
        !self.smtp_url.expose_secret().is_empty()
    }

    /// The transport to the mail server.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn transport(&self) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(self.smtp_url.expose_secret())
            .context("notification.smtp_url is not the address of a mail server")?;
        Ok(builder.timeout(Some(Duration::from_secs(20))).build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(change: impl FnOnce(&mut NotificationConfig)) -> Vec<String> {
        let mut config: NotificationConfig = toml::from_str(NotificationConfig::DEFAULTS).unwrap();
        change(&mut config);
        let mut findings = Findings::of("notification");
        config.check(&mut findings);
        findings.into_list().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_defaults_are_right_and_send_nothing() {
        assert_eq!(wrong(|config| assert!(!config.mails())), Vec::<String>::new());
    }

    #[test]
    fn every_wrong_setting_is_named_and_the_server_is_never_shown() {
        let found = wrong(|config| {
            config.smtp_url = "gopher://user:hunter2@host".to_owned().into();
            config.smtp_from = "nobody".to_owned();
            config.retry = vec![SignedDuration::ZERO];
            config.poll = Duration::from_millis(1);
        });
        let named: Vec<_> = found.iter().filter_map(|line| line.split(':').next()).collect();
        let keys = ["smtp_url", "smtp_from", "retry", "poll"].map(|key| format!("notification.{key}"));
        assert_eq!(named, keys);
        assert!(!found.join("").contains("hunter2"), "{found:?}");
    }
}
