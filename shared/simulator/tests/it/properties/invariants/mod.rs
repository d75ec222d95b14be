//! What must hold at every quiet moment of every history by every playbook. Each rule is a function of what is seen; it is
//! written from the requirement, not from the code that keeps it, and tells what it finds.

mod authority;
mod clocks;
mod keeping_out;
mod places;
mod turns;

use std::fmt;

use contracts::SubjectRef;

use super::seen::{Seen, SeenCase};

/// A case has exactly one main place, or a reason why it stands between two.
pub(super) const ONE_PLACE: &str = "one main place";
/// Every open visit has one responsible person who is there, or waits visibly.
pub(super) const RESPONSIBLE: &str = "one responsible person";
/// A stage that joins sides is entered when enough of them have ended; a case is closed with all that closing requires.
pub(super) const JOINED: &str = "joins and closing wait";
/// Running, paused and uncounted time add up, and the due time follows from them.
pub(super) const CLOCKS: &str = "clocks sum";
/// No barred person holds work or has their say.
pub(super) const BARRED: &str = "the barred keep out";
/// Nothing is approved by less authority than the matrix asks for.
pub(super) const AUTHORITY: &str = "no approval above authority";
/// No reply, payment or archive before the approval that is asked for.
pub(super) const APPROVED_FIRST: &str = "approval comes first";
/// Every way back is a declared loop whose passes are counted, and no more than its most.
pub(super) const COUNTED: &str = "loops are counted";
/// Every case can be brought to its end.
pub(super) const ENDS: &str = "every case ends";
/// Nothing is parked, held or done twice.
pub(super) const WHOLE: &str = "nothing is lost or done twice";

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// The rule, by its name.
    pub(super) rule: &'static str,
    pub(super) what: String,
}

impl Finding {
    pub(super) fn new(rule: &'static str, subject: &SubjectRef, what: impl fmt::Display) -> Self {
        Self { rule, what: format!("{subject}: {what}") }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)
    }
}

/// A rule looks at one case.
struct Looking<'a> {
    seen: &'a Seen,
    of: &'a SeenCase,
    subject: &'a SubjectRef,
    findings: Vec<Finding>,
}

impl Looking<'_> {
    fn say(&mut self, rule: &'static str, what: impl fmt::Display) {
        self.findings.push(Finding::new(rule, self.subject, what));
    }
}

/// Everything that does not hold.
pub(super) fn all(seen: &Seen) -> Vec<Finding> {
    let mut findings = whole(seen);
    for (subject, of) in &seen.cases {
        let mut looking = Looking { seen, of, subject, findings: Vec::new() };
        places::look(&mut looking);
        turns::look(&mut looking);
        clocks::look(&mut looking);
        keeping_out::look(&mut looking);
        authority::look(&mut looking);
        findings.extend(looking.findings);
    }
    findings
}

fn whole(seen: &Seen) -> Vec<Finding> {
    let held = (seen.held > 0).then(|| format!("{} messages wait for their predecessors", seen.held));
    let parked = seen.parked.iter().map(|what| format!("parked: {what}"));
    let all = seen.breaches.iter().cloned().chain(parked).chain(held);
    all.map(|what| Finding { rule: WHOLE, what }).collect()
}
