//! One mail: put together from the kept text, the address and the tracking code, and handed to the mail server.

use contracts::queries::notification::TRACKING_CODE;
use contracts::{OrganisationId, ServiceName, WordId};
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use runtime::shell::open_words;

use super::{Failure, Sender};
use crate::store::Leased;

/// Replies by which a server refuses *us* (sign-in, encryption) and not this mail: mended by the operator, not by
/// giving the mail up.
const ABOUT_US: [&str; 4] = ["530", "534", "535", "538"];

impl Sender {
    /// Sends a message; gives the server's reply code.
    pub(super) async fn send(
        &self,
        transport: &AsyncSmtpTransport<Tokio1Executor>,
        message: &Leased,
    ) -> Result<String, Failure> {
        let organisation = OrganisationId::new(message.organisation.clone())
            .map_err(|error| Failure::Never(error.to_string()))?;
        let contact = self.contact(&organisation, message).await?;
        let Some(address) = contact.email else {
            let why = "intake has no e-mail address";
            let is_email = message.channel == "email";
            return Err(if is_email { Failure::Never(why.into()) } else { Failure::Nowhere(why.into()) });
        };
        let address =
            address.parse::<Mailbox>().map_err(|_| Failure::Never("the address is not one".into()))?;
        let (subject, body) = self.texts(&organisation, message).await?;
        let from = self.config.smtp_from.parse::<Mailbox>();
        let from = from.map_err(|_| Failure::NotTried("the sender's address is not one".into()))?;
        let mail = Message::builder()
            .from(from)
            .to(address)
            .message_id(Some(format!("<{}.{}@redress>", message.notice, message.organisation)))
            .subject(subject.unwrap_or_else(|| self.config.smtp_subject.clone()))
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|error| Failure::Never(error.to_string()))?;
        match transport.send(mail).await {
            Ok(response) => Ok(response.code().to_string()),
            Err(error) => Err(judge(&error)),
        }
    }

    /// Subject line and text, the tracking code put in.
    async fn texts(
        &self,
        organisation: &OrganisationId,
        message: &Leased,
    ) -> Result<(Option<String>, String), Failure> {
        let ids: Vec<WordId> =
            [Some(message.word), message.subject].into_iter().flatten().map(WordId).collect();
        let mut words = open_words(&self.pool, &self.ring, ServiceName::Notification, organisation, &ids)
            .await
            .map_err(|error| Failure::NotTried(error.to_string()))?;
        let shredded = || Failure::Never("the text was shredded".into());
        let mut body = words.remove(&WordId(message.word)).ok_or_else(shredded)?;
        let mut subject = message.subject.and_then(|id| words.remove(&WordId(id)));
        let in_subject = subject.as_ref().is_some_and(|line| line.contains(TRACKING_CODE));
        if in_subject || body.contains(TRACKING_CODE) {
            let code = self.tracking_code(organisation, message).await?;
            body = body.replace(TRACKING_CODE, &code);
            subject = subject.map(|line| line.replace(TRACKING_CODE, &code));
        }
        Ok((subject, body))
    }
}

/// Whether another attempt may help, and what the mail system said without the address that some servers repeat.
fn judge(error: &lettre::transport::smtp::Error) -> Failure {
    match error.status().map(|code| code.to_string()) {
        None => Failure::Again("the mail server could not be reached".to_owned()),
        Some(code) if error.is_permanent() && !ABOUT_US.contains(&code.as_str()) => {
            Failure::Never(format!("status {code}"))
        }
        Some(code) => Failure::Again(format!("status {code}")),
    }
}
