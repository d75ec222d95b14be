//! `redress mail submit`: the end of a mail server's pipe (R-004).
//!
//! ```text
//!   mail server ──one message on standard input──▶ redress mail submit ──POST /api/v1/mail──▶ gateway
//! ```
//!
//! The exit code is what mail servers read (sysexits.h): 0 on record; 65 the message itself is refused, so the server
//! returns it to its sender with the reason; 75 anything else, so the server keeps it and tries again. A wrong key or
//! address is no fault of the sender's: that is 75 too.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use contracts::{ChannelKey, Language, Problem, ProblemCode};
use reqwest::StatusCode;
use serde_json::Value;

/// The message is at fault.
const DATA_ERROR: u8 = 65;
/// Try again later.
const TRY_LATER: u8 = 75;
/// Longer than the gateway itself waits for anything.
const PATIENCE: Duration = Duration::from_secs(120);

/// What can be done with mail.
#[derive(Debug, clap::Subcommand)]
pub enum Ask {
    /// Hands over one message from standard input. 提交标准输入中的一封邮件。
    Submit(Submit),
}

/// One message.
#[derive(Debug, clap::Args)]
pub struct Submit {
    /// Where the gateway is, such as `https://complaints.example.com`. 网关地址。
    #[arg(long)]
    gateway: String,
    /// A file that holds the API key. 存放接口密钥的文件。
    #[arg(long)]
    key_file: PathBuf,
    /// The channel of the mailbox. 邮箱对应的渠道。
    #[arg(long, default_value = "email")]
    channel: ChannelKey,
}

/// Does it.
///
/// # Errors
/// None: whatever goes wrong is an exit code that a mail server understands.
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    let Ask::Submit(submit) = ask;
    let (code, told) = match send(&submit).await {
        Ok((status, body)) => judge(status, &body),
        Err(error) => (TRY_LATER, format!("{error:#}")),
    };
    tell(&told);
    Ok(ExitCode::from(code))
}

#[expect(
    clippy::print_stdout,
    reason = "mail servers keep it in their log, and put it into what they return"
)]
fn tell(told: &str) {
    println!("{told}");
}

async fn send(submit: &Submit) -> anyhow::Result<(StatusCode, String)> {
    let mut message = Vec::new();
    std::io::stdin().lock().read_to_end(&mut message).context("reading the message")?;
    let key = std::fs::read_to_string(&submit.key_file);
    let key = key.with_context(|| format!("reading {}", submit.key_file.display()))?;
    let address = format!("{}/api/v1/mail?channel={}", submit.gateway.trim_end_matches('/'), submit.channel);
    let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let request = client.post(address).bearer_auth(key.trim()).header("content-type", "message/rfc822");
    let answer = request.body(message).send().await.context("the gateway cannot be reached")?;
    let status = answer.status();
    Ok((status, answer.text().await.context("the answer broke off")?))
}

/// The exit code, and what to say.
fn judge(status: StatusCode, body: &str) -> (u8, String) {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    if status == StatusCode::CREATED {
        let left = answer["attachments"].as_array().into_iter().flatten();
        let left = left.filter(|one| one["file"].is_null()).filter_map(|one| one["name"].as_str());
        let number = answer["receipt"]["number"].as_str().unwrap_or_default();
        let left: String = left.map(|name| format!("; attachment not taken 附件未收取: {name}")).collect();
        return (0, format!("on record 已登记: {number}{left}"));
    }
    let Ok(problem) = serde_json::from_value::<Problem>(answer) else {
        return (TRY_LATER, format!("the gateway answered {status}"));
    };
    let titles = [Language::Zh, Language::En].map(|language| problem.code.title(language));
    let expected = problem.expected.as_deref().unwrap_or("-");
    let told = format!("{} {}: {} ({expected}) [{}]", titles[0], titles[1], problem.detail, problem.code);
    let of_the_message = [
        StatusCode::BAD_REQUEST,
        StatusCode::CONFLICT,
        StatusCode::PAYLOAD_TOO_LARGE,
        StatusCode::UNPROCESSABLE_ENTITY,
    ];
    // That no playbook is active for the mailbox is no fault of the sender's.
    let of_the_sender = of_the_message.contains(&status) && problem.code != ProblemCode::UnknownPlaybook;
    (if of_the_sender { DATA_ERROR } else { TRY_LATER }, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: ProblemCode) -> (u8, String) {
        let problem = Problem::new(code, "for the test").at("/subject").expected("投诉");
        let body = serde_json::to_string(&problem).unwrap();
        judge(StatusCode::from_u16(code.status()).unwrap(), &body)
    }

    /// A mail server returns what is refused for good and keeps the rest, so no mail is lost without a word (R-004).
    #[test]
    fn a_mail_is_on_record_or_returned_or_kept() {
        let taken = r#"{"receipt":{"number":"TS1"},"attachments":[{"name":"a.exe","file":null},{"name":"b.png","file":"x"}]}"#;
        let (code, told) = judge(StatusCode::CREATED, taken);
        assert_eq!(
            (code, told.as_str()),
            (0, "on record 已登记: TS1; attachment not taken 附件未收取: a.exe")
        );
        let (code, told) = refused(ProblemCode::NotAComplaint);
        assert_eq!(code, DATA_ERROR);
        for part in ["此邮件不作为投诉受理", "not taken as a complaint", "(投诉)", "[not-a-complaint]"]
        {
            assert!(told.contains(part), "{told}");
        }
        for code in [ProblemCode::TooLarge, ProblemCode::MissingField, ProblemCode::KeyReused] {
            assert_eq!(refused(code).0, DATA_ERROR, "{code}");
        }
        use ProblemCode::{Internal, NotAllowed, NotSignedIn, OutcomeUnknown, TooManyRequests, Unavailable};
        for code in [NotSignedIn, NotAllowed, TooManyRequests, Internal, Unavailable, OutcomeUnknown] {
            assert_eq!(refused(code).0, TRY_LATER, "{code}");
        }
        assert_eq!(judge(StatusCode::BAD_REQUEST, "<html>a proxy</html>").0, TRY_LATER);
        assert_eq!(judge(StatusCode::OK, "{}").0, TRY_LATER);
    }
}
