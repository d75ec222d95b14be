//! The pauses of a clock, put in order.

use jiff::Timestamp;

use crate::segments::{ClockPolicy, Segment, SegmentKind};

/// A pause that counts. `to` is `None` while it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) from: Timestamp,
    pub(crate) to: Option<Timestamp>,
}

/// Whether the segment is a pause for a reason that the policy accepts.
pub(crate) fn is_accepted(policy: &ClockPolicy, segment: &Segment) -> bool {
    segment.kind == SegmentKind::Paused
        && segment.reason.as_ref().is_some_and(|reason| policy.pausable_reasons.contains(reason))
}

/// The accepted pauses in order, merged where they overlap or touch, so that
/// no time is lost twice.
pub(crate) fn accepted(policy: &ClockPolicy, segments: &[Segment]) -> Vec<Pause> {
    let mut pauses: Vec<Pause> = segments
        .iter()
        .filter(|segment| is_accepted(policy, segment))
        .map(|segment| Pause { from: segment.from, to: segment.to })
        .filter(|pause| pause.to.is_none_or(|to| pause.from < to))
        .collect();
    pauses.sort_by_key(|pause| pause.from);
    let mut merged: Vec<Pause> = Vec::with_capacity(pauses.len());
    for pause in pauses {
        match merged.last_mut() {
            Some(last) if last.to.is_none_or(|to| pause.from <= to) => {
                last.to = last.to.zip(pause.to).map(|(one, other)| one.max(other));
            }
            Some(_) | None => merged.push(pause),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::Limit;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn overlapping_pauses_become_one_and_an_open_one_swallows_the_rest() {
        let policy = ClockPolicy::new(Limit::SameDay).pausable(["wait"]);
        let pause = |from, to: Option<i64>, reason| Segment::paused(at(from), to.map(at), reason, "u1");
        let segments = [
            pause(50, Some(60), "wait"),
            pause(10, Some(20), "wait"),
            pause(15, Some(30), "wait"),
            pause(30, Some(40), "wait"),
            pause(41, Some(49), "holiday of the clerk"),
            pause(45, Some(45), "wait"),
            pause(58, None, "wait"),
            pause(70, Some(80), "wait"),
        ];
        let expected = [Pause { from: at(10), to: Some(at(40)) }, Pause { from: at(50), to: None }];
        assert_eq!(accepted(&policy, &segments), expected);
    }
}
