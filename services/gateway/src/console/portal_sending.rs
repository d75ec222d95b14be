//! A customer's complaint and its photographs, handed on under keys made of the form's: sent again it is still one, and what
//! was changed in between is never lost without a word.

use contracts::commands::Actor;
use contracts::commands::intake::{Receipt, RegisterComplaint, complaint_for};
use contracts::{CommandId, ComplaintId, FileId, OrganisationId, ProblemCode, SubjectRef};
use serde_json::{Value, json};

use super::uploads::Taken;
use super::visitor::{Visitor, hash};
use crate::auth::principal::scoped;
use crate::order::Giver;
use crate::problem::Refusal;
use crate::routes::complaints;
use crate::routes::files::{self, Spooled};

/// How many files a customer may add.
pub(super) const FILES: usize = 5;

/// Why a form put nothing on record.
pub(super) enum Unsent {
    /// It was refused.
    Refused(Refusal),
    /// Another complaint is on record by the same form: it was sent before, and changed since.
    SentBefore(Receipt),
}

impl From<Refusal> for Unsent {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Puts the complaint of a form on record, whose body is complete but for its files.
///
/// # Errors
/// [`Unsent`].
pub(super) async fn put_on_record(
    visitor: &Visitor,
    organisation: &OrganisationId,
    key: &CommandId,
    mut body: Value,
    photos: &mut Taken,
) -> Result<Receipt, Unsent> {
    // Keys of different browsers never meet: the answer to one holds a tracking code.
    let scope = format!("{organisation}/browser/{}", hex::encode(hash(visitor.secret())));
    let giver =
        Giver { organisation: organisation.clone(), actor: Actor::Customer, key: scoped(&scope, key) };
    let sending = Sending { visitor, complaint: complaint_for(organisation, &giver.key), giver };
    let mut kept = Vec::with_capacity(photos.len());
    for (at, (name, spooled)) in photos.iter_mut().enumerate() {
        match sending.store(at, name, spooled).await {
            // Other files under the key of the first.
            Err(refusal) if refusal.problem.code == ProblemCode::KeyReused => {
                return Err(sending.receipt().await.map_or(Unsent::Refused(refusal), Unsent::SentBefore));
            }
            stored => kept.push(stored?),
        }
    }
    body["files"] = json!(kept);
    match sending.register(body.clone()).await {
        Err(refusal) if refusal.problem.code == ProblemCode::KeyReused => sending.again(refusal, body).await,
        other => Ok(other?),
    }
}

/// A form on its way.
struct Sending<'a> {
    visitor: &'a Visitor,
    giver: Giver,
    complaint: ComplaintId,
}

impl Sending<'_> {
    fn photo(&self, at: usize) -> Result<Giver, Refusal> {
        self.giver.part(&format!("photo{at}"))
    }

    async fn store(
        &self,
        at: usize,
        name: &str,
        spooled: &mut Spooled<tokio::fs::File>,
    ) -> Result<FileId, Refusal> {
        let app = &self.visitor.app;
        let stored = files::store(app, &self.photo(at)?, self.complaint, name, spooled).await;
        stored.map_err(|mut refusal| {
            // What is wrong with a file is wrong with the field of files.
            refusal.problem.field = Some(format!("/files/{at}"));
            refusal
        })
    }

    async fn register(&self, body: Value) -> Result<Receipt, Refusal> {
        let subject = SubjectRef::complaint(&self.giver.organisation, self.complaint);
        let done = self.giver.order::<RegisterComplaint>(&self.visitor.app, subject, body).await?;
        serde_json::from_value(done.body).map_err(|error| Refusal::defect(&error))
    }

    /// The receipt of what is on record by this form.
    async fn receipt(&self) -> Option<Receipt> {
        complaints::receipt(&self.visitor.app, &self.giver.organisation, self.complaint).await.ok()
    }

    /// Sent again after its answer was lost, and not the same order: a browser does not fill in files again, so the same
    /// words with fewer files are the first sending, and files that were none of it were added to it. Other words are none
    /// of it, and whoever wrote them is told.
    async fn again(&self, refusal: Refusal, mut body: Value) -> Result<Receipt, Unsent> {
        let Some(first) = self.receipt().await else { return Err(refusal.into()) };
        for count in 0..=FILES {
            let files: Result<Vec<_>, Refusal> =
                (0..count).map(|at| Ok(files::file_of(&self.photo(at)?))).collect();
            body["files"] = json!(files?);
            match self.register(body.clone()).await {
                Err(refusal) if refusal.problem.code == ProblemCode::KeyReused => {}
                other => return Ok(other?),
            }
        }
        Err(Unsent::SentBefore(first))
    }
}
