//! A mail as a mail server hands it over (RFC 5322, MIME) becomes the order that puts a complaint on record.
//!
//! Nothing is decided here but what kind of thing it is: whether the playbook takes it for a complaint, intake says. What
//! a machine wrote by itself (RFC 3834) is never one: an out-of-office note that answers our acknowledgement would
//! otherwise be acknowledged again, and so on.

use contracts::{ChannelKey, CommandId, Problem, ProblemCode};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _};
use serde_json::{Value, json};
use sha2::Digest as _;

/// The longest name of a complainant and of a file, in characters.
const LONGEST_PERSON: usize = 100;
const LONGEST_FILE: usize = 200;

/// A mail that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Stays the same however often the mail is delivered, and to however many mailboxes: made of its `Message-ID` and of
    /// what it says. Another mail under the same `Message-ID`, as careless programs send it, is another complaint; so is
    /// one without any that was sent at another time, though it says the same.
    pub key: CommandId,
    /// The body of `complaint.register`.
    pub order: Value,
    /// What was attached.
    pub attachments: Vec<Attachment>,
}

/// What was attached to a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without folders.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// Reads a mail that came by `channel`.
///
/// # Errors
/// `invalid-field` when it is no mail, `not-a-complaint` when a machine wrote it.
pub fn read(bytes: &[u8], channel: &ChannelKey) -> Result<Mail, Problem> {
    let message = MessageParser::default().parse(bytes).filter(|message| !message.headers().is_empty());
    let message = message.ok_or_else(|| {
        let problem = Problem::new(ProblemCode::InvalidField, "this is no mail that can be read");
        problem.at("").expected("a message as RFC 5322 has it")
    })?;
    written_by_a_person(&message)?;
    let attachments: Vec<_> = message.attachments().zip(1..).map(|(part, n)| attachment(part, n)).collect();
    let subject = plain(message.subject().unwrap_or_default()).replace('\n', " ");
    let written = written(&message);
    let sender = message.from().and_then(|from| from.first());
    let address = sender.and_then(|sender| sender.address());
    let name = sender.and_then(|sender| sender.name()).filter(|name| Some(*name) != address);
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let language = if subject.chars().chain(written.chars()).any(chinese) { "zh" } else { "en" };
    let order = json!({
        "channel": channel, "language": language, "subject": subject,
        "narrative": with_names(written, &attachments),
        "complainant": {
            "name": name.map(|name| plain(name).chars().take(LONGEST_PERSON).collect::<String>()),
            "email": address.map(plain),
        },
    });
    Ok(Mail { key: key(&message, &order), order, attachments })
}

fn written_by_a_person(message: &Message<'_>) -> Result<(), Problem> {
    let said = message.header_raw("Auto-Submitted").unwrap_or("no").trim().to_ascii_lowercase();
    if said.split([';', ' ']).next() == Some("no") {
        return Ok(());
    }
    let problem = Problem::new(ProblemCode::NotAComplaint, "a machine sent this by itself");
    Err(problem.at("Auto-Submitted").expected("a mail that somebody wrote"))
}

fn key(message: &Message<'_>, order: &Value) -> CommandId {
    let mut said = vec![
        json!(message.message_id()),
        order["subject"].clone(),
        order["narrative"].clone(),
        order["complainant"].clone(),
    ];
    if message.message_id().is_none() {
        said.push(sending(message));
    }
    let said = Value::Array(said);
    let key = format!("mail.{}", hex::encode(sha2::Sha256::digest(said.to_string())));
    CommandId::new(key).expect("hexadecimal digits are visible")
}

/// What tells one sending from another where no `Message-ID` does: when it was written, else when the first server took it
/// over, and what exactly was attached. Servers further on only put lines above these.
fn sending(message: &Message<'_>) -> Value {
    let first_hop = || message.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case("Received")).last();
    let at = message.header_raw("Date").or_else(|| first_hop().map(|(_, line)| line));
    let attached = message.attachments().map(|part| hex::encode(sha2::Sha256::digest(part.contents())));
    json!([at.map(str::trim), attached.collect::<Vec<_>>()])
}

/// What was written.
fn written(message: &Message<'_>) -> String {
    let bodies = (0..message.text_body_count()).filter_map(|n| message.body_text(n));
    let bodies = bodies.map(|text| plain(&text).trim().to_owned()).filter(|text| !text.is_empty());
    bodies.collect::<Vec<_>>().join("\n\n")
}

/// The names of what was attached stand below what was written: so they are seen also where a file was not taken.
fn with_names(mut written: String, attachments: &[Attachment]) -> String {
    if !attachments.is_empty() {
        let names: Vec<_> = attachments.iter().map(|one| one.name.as_str()).collect();
        let gap = if written.is_empty() { "" } else { "\n\n" };
        written.push_str(&format!("{gap}附件 Attachments: {}", names.join(", ")));
    }
    written
}

/// Lines end with a line feed, and nothing is in them that cannot be shown.
fn plain(text: &str) -> String {
    let shown = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.replace("\r\n", "\n").chars().filter(shown).collect()
}

fn attachment(part: &MessagePart<'_>, n: usize) -> Attachment {
    let named = part.attachment_name().map(plain).unwrap_or_default();
    let safe = |c: char| if matches!(c, '/' | '\\' | '\n' | '\t') { '_' } else { c };
    let name: String = named.trim().chars().map(safe).take(LONGEST_FILE).collect();
    let name = if name.is_empty() { format!("attachment-{n}") } else { name };
    Attachment { name, content: part.contents().to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox() -> ChannelKey {
        ChannelKey::new("email").unwrap()
    }

    fn read_text(text: &str) -> Result<Mail, Problem> {
        read(text.replace('\n', "\r\n").as_bytes(), &mailbox())
    }

    const PLAIN: &str = "From: =?UTF-8?B?5byg5LiJ?= <zhang@example.com>\nTo: complaints@example.com\n\
        Subject: =?GB2312?B?zbbL3w==?=\nMessage-ID: <1@example.com>\nContent-Type: text/plain; charset=utf-8\n\n拉链坏了\n第二行\n";

    /// Sender, subject and text become the order, and the `Message-ID` the key.
    #[test]
    fn a_mail_becomes_an_order() {
        let mail = read_text(PLAIN).unwrap();
        assert_eq!(
            mail.order,
            json!({
                "channel": "email", "language": "zh", "subject": "投诉", "narrative": "拉链坏了\n第二行",
                "complainant": { "name": "张三", "email": "zhang@example.com" },
            })
        );
        let elsewhere = read_text(&format!("Received: from a by b; Mon, 3 Mar 2025 09:00:00 +0800\n{PLAIN}"));
        assert_eq!(elsewhere.unwrap(), mail, "another way of the same mail");
        let other = read_text(&PLAIN.replace("<1@", "<2@")).unwrap();
        assert_ne!(other.key, mail.key);
    }

    /// Without a `Message-ID`, which customers' own programs may leave to a server that has none either, the time of the
    /// sending tells two equal mails apart, and the same mail delivered twice is still one.
    #[test]
    fn a_mail_without_an_id_is_known_by_when_it_was_sent() {
        let sent = |at: &str| PLAIN.replace("Message-ID: <1@example.com>\n", at);
        let key = |text: &str| read_text(text).unwrap().key;
        let monday = sent("Date: Mon, 3 Mar 2025 09:00:00 +0800\n");
        assert_eq!(key(&monday), key(&monday));
        assert_eq!(
            key(&format!("Received: from a by b; Mon, 3 Mar 2025 09:00:02 +0800\n{monday}")),
            key(&monday)
        );
        assert_ne!(key(&sent("Date: Tue, 4 Mar 2025 09:00:00 +0800\n")), key(&monday));

        let (undated, hop) =
            (sent(""), |n: u8| format!("Received: from home by first; Mon, 3 Mar 2025 09:00:0{n} +0800\n"));
        let delivered =
            |n: u8, over: &str| key(&format!("Received: from first by {over}; x\n{}{undated}", hop(n)));
        assert_eq!(delivered(1, "b"), delivered(1, "c"), "by two ways");
        assert_ne!(delivered(1, "b"), delivered(2, "b"));
        assert_eq!(key(&undated), key(&undated), "nothing tells it apart");
    }

    /// Two mails of a minute that differ in their photograph alone are two.
    #[test]
    fn what_is_attached_tells_mails_without_an_id_apart() {
        let mail = |photo: &str| {
            format!(
                "From: anna@example.com\nSubject: Complaint\nDate: Mon, 3 Mar 2025 09:00:00 +0800\nMIME-Version: 1.0\n\
                 Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nbroken\n--b\n\
                 Content-Type: image/png\nContent-Disposition: attachment; filename=\"a.png\"\n\
                 Content-Transfer-Encoding: base64\n\n{photo}\n--b--\n"
            )
        };
        let key = |photo: &str| read_text(&mail(photo)).unwrap().key;
        assert_eq!(key("iVBORw0KGgo="), key("iVBORw0KGgo="));
        assert_ne!(key("iVBORw0KGgo="), key("iVBORw0KGgs="));
    }

    /// Photographs go along as files with safe names, and their names stand with what was written.
    #[test]
    fn what_is_attached_goes_along() {
        let mail = read_text(
            "From: anna@example.com\nSubject: Complaint\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: text/html; charset=utf-8\n\n<p>The zip <b>broke</b></p>\n\
             --b\nContent-Type: image/png\nContent-Disposition: attachment; filename=\"../zip.png\"\n\
             Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n",
        )
        .unwrap();
        assert_eq!(
            mail.attachments,
            [Attachment { name: ".._zip.png".to_owned(), content: b"\x89PNG\r\n\x1a\n".to_vec() }]
        );
        assert_eq!(mail.order["language"], "en");
        let told = mail.order["narrative"].as_str().unwrap();
        assert!(told.contains("The zip broke") && told.ends_with("Attachments: .._zip.png"), "{told}");
        assert_eq!(mail.order["complainant"], json!({ "name": null, "email": "anna@example.com" }));
    }

    #[test]
    fn what_a_machine_wrote_is_no_complaint() {
        for said in ["auto-replied", "auto-generated; x=1"] {
            let problem = read_text(&format!("Auto-Submitted: {said}\n{PLAIN}")).unwrap_err();
            assert_eq!((problem.code, problem.lacks()), (ProblemCode::NotAComplaint, None));
        }
        assert!(read_text(&format!("Auto-Submitted: no\n{PLAIN}")).is_ok());
    }

    #[test]
    fn noise_is_refused_or_read_and_never_breaks() {
        assert_eq!(read(b"", &mailbox()).unwrap_err().code, ProblemCode::InvalidField);
        for bytes in
            [&b"\xff\xfe\x00"[..], b"Subject: \0\r\n\r\n\0", b"Content-Type: multipart/mixed\r\n\r\n--"]
        {
            if let Ok(mail) = read(bytes, &mailbox()) {
                assert!(!mail.order.to_string().contains("\\u0000"));
            }
        }
    }
}
