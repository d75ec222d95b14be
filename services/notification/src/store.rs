//! Notification's own table: messages on their way, and each attempt to deliver them.

use contracts::messages::notice_requested::Recipient;
use contracts::{ChannelKey, ComplaintId, Language, NoticeId, OrganisationId, TemplateKey, WordId};
use jiff::Timestamp;

/// A row that a decision writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A message is to be delivered.
    Deliver(Box<Delivery>),
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose.
    pub organisation: OrganisationId,
    /// About which complaint.
    pub complaint: ComplaintId,
    /// Which message: stands for event, recipient, channel and template version.
    pub notice: NoticeId,
    /// To whom.
    pub to: Recipient,
    /// By which channel.
    pub channel: ChannelKey,
    /// The template.
    pub template: TemplateKey,
    /// The language.
    pub language: Language,
    /// The text.
    pub word: WordId,
    /// When it was asked for.
    pub requested_at: Timestamp,
}
