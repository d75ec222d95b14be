//! `meet`: whoever convened a meeting writes its opinion down, then each participant signs it or refuses with a reason;
//! unalterable, with name and time. Money is never allowed by it.

use contracts::commands::Command;
use contracts::commands::approval::Meet;
use contracts::messages::opinion_recorded::OpinionRecorded;
use contracts::messages::opinion_signed::{OpinionSigned, Signature};
use contracts::messages::round_opened::Purpose;
use contracts::{Problem, ProblemCode};
use runtime::service::{Context, Decision};

use super::Outcome;
use super::seat_taken::Claim;
use super::turn::{Reason, Turn, missing};
use crate::config::{Config, OPINION};
use crate::state::State;

pub(super) fn decide(
    config: &Config,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Outcome {
    let order: Meet = command.read()?;
    let claim = Claim { visit: order.visit, epoch: order.epoch, round: order.round, purpose: Purpose::Meet };
    let turn = Turn::of(config, context, state, command, &claim)?;
    if turn.place.at == 0 { convene(&turn, command, &order) } else { sign(&turn, command, &order) }
}

/// The convener writes the opinion down, and with that has signed it.
fn convene(turn: &Turn<'_, '_>, command: &Command, order: &Meet) -> Outcome {
    if order.signature.is_some() {
        let expected = "the opinion alone: with it you have signed";
        return Err(not_yours("/signature", "whoever convened writes the opinion down", expected));
    }
    if order.reason.is_some() {
        return Err(not_yours("/reason", "the reasons belong in the opinion", "the opinion alone"));
    }
    let opinion = order.opinion.as_deref().filter(|text| !text.trim().is_empty());
    let opinion = opinion.ok_or_else(|| {
        missing("/opinion", "a meeting ends with an opinion in words", "what was agreed on, in words")
    })?;
    let mut decision = Decision::nothing();
    let recorded = OpinionRecorded {
        visit: order.visit,
        round: order.round,
        opinion: turn.keep(&mut decision, "/opinion", (opinion, OPINION))?,
        by: command.actor.plain(),
        instead_of: turn.place.held.instead_of.clone(),
    };
    turn.say(decision, recorded)
}

fn sign(turn: &Turn<'_, '_>, command: &Command, order: &Meet) -> Outcome {
    if order.opinion.is_some() {
        let detail = "the opinion was written down by whoever convened; it is signed or not";
        return Err(not_yours("/opinion", detail, "a signature, or a reason to refuse it"));
    }
    let signature = order
        .signature
        .ok_or_else(|| missing("/signature", "do you sign the opinion?", "one of: agree, refuse"))?;
    let reason = match signature {
        Signature::Agree => Reason::MayBeGiven,
        Signature::Refuse => {
            Reason::Needed { detail: "a refused signature needs a reason", expected: "why it is not signed" }
        }
    };
    let mut decision = Decision::nothing();
    let signed = OpinionSigned {
        visit: order.visit,
        round: order.round,
        step: u32::try_from(turn.place.at).unwrap_or(u32::MAX),
        opinion: turn.place.round.opinion().cloned(),
        signature,
        reason: turn.reason(&mut decision, order.reason.as_deref(), reason)?,
        by: command.actor.plain(),
        instead_of: turn.place.held.instead_of.clone(),
    };
    turn.say(decision, signed)
}

fn not_yours(field: &str, detail: &str, expected: &str) -> Problem {
    Problem::new(ProblemCode::InvalidField, detail).at(field).expected(expected)
}
