//! Cases that are begun and left with somebody, so that whoever signs in afterwards finds a day's work on their list.

use contracts::ComplaintId;
use contracts::queries::routing::WorkItem;

/// How many steps a case may come before it is left.
const STEPS: u128 = 5;

/// Whether a case is left where this work is to be done on it: its id says how far it comes.
pub(super) fn stays(item: &WorkItem) -> bool {
    step(&item.task) >= comes_to(item.complaint)
}

fn comes_to(complaint: ComplaintId) -> u128 {
    complaint.0.as_u128() % STEPS
}

/// The step that a task belongs to. What comes last is left always: no case is closed.
fn step(task: &str) -> u128 {
    match task {
        "triage" | "clarify" => 0,
        "verify" | "investigate" | "contact" | "propose" => 1,
        "decide" | "review" | "meet" => 2,
        "execute" | "reply" => 3,
        _ => STEPS - 1,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn some_case_is_left_at_every_step_and_none_is_closed() {
        let cases = (0..STEPS).map(|n| comes_to(ComplaintId(Uuid::from_u128(n))));
        let tasks = ["triage", "propose", "decide", "reply", "callback"];
        for (comes_to, task) in cases.zip(tasks) {
            assert_eq!(step(task), comes_to, "{task}");
            assert!(step("archive") >= comes_to && step("audit") >= comes_to);
        }
    }
}
