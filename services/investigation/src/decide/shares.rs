//! How much of the fault is whose: the responsible persons and parties with their shares (R-117, P17 「責任方和責任大小」).

use contracts::commands::investigation::Propose;
use contracts::messages::proposal_made::LiabilityShare;
use contracts::{Problem, ProblemCode};
use playbook::Liable;

use super::propose::parties;
use super::seat::Seat;

/// The whole fault, in percent.
const WHOLE: u32 = 100;

/// Everything that is wrong with the shares of a proposal; none are no mistake.
pub(super) fn check(order: &Propose, seat: &Seat<'_>) -> Result<(), Problem> {
    let shares = &order.shares;
    if shares.is_empty() {
        return Ok(());
    }
    if shares.len() > WHOLE as usize {
        let problem = Problem::new(ProblemCode::FieldTooLong, "too many shares").at("/shares");
        return Err(problem.expected("at most 100, as each is one percent or more"));
    }
    let wrong = |detail: &str, field: &str, expected: &str| {
        Problem::new(ProblemCode::InvalidField, detail).at(field).expected(expected)
    };
    let of = |share: &LiabilityShare| (share.liable.clone(), share.person.clone());
    let whole = shares.iter().map(|share| u32::from(share.percent)).sum::<u32>() == WHOLE;
    let sum = (!whole).then(|| wrong("the shares are not the whole", "/shares", "a hundred percent in all"));
    let named = shares.iter().any(|share| of(share) == (order.liable.clone(), order.liable_person.clone()));
    let liable = (!named)
        .then(|| wrong("whoever is liable has a share", "/shares", "the liable party and person among them"));
    let findings = shares.iter().enumerate().flat_map(|(at, share)| {
        let place = |field: &str| format!("/shares/{at}/{field}");
        let known = parties(seat).iter().any(|party| party.as_str() == share.liable);
        let words = || parties(seat).iter().copied().map(Liable::as_str).collect::<Vec<_>>().join(", ");
        let party =
            (!known).then(|| wrong("the playbook knows no such liable party", &place("liable"), &words()));
        let person = (share.liable == Liable::Person.as_str() && share.person.is_none()).then(|| {
            Problem::new(ProblemCode::MissingField, "a liable person has to be named")
                .at(place("person"))
                .expected("the person, who may then not decide on it")
        });
        let percent = (share.percent == 0)
            .then(|| wrong("whoever has no share is not named", &place("percent"), "1 to 100"));
        let twice = shares.iter().take(at).any(|other| of(other) == of(share));
        let twice = twice.then(|| wrong("named twice", &place("liable"), "each once"));
        [party, person, percent, twice].into_iter().flatten()
    });
    Problem::all(findings.chain(sum).chain(liable).collect()).map_or(Ok(()), Err)
}
