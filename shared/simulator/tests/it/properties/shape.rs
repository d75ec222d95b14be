//! What a random playbook is made from: a few small numbers and words, so that a failure shrinks to a short one. What
//! they become is said in [`super::book`]; every combination of them becomes a valid playbook.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// A random playbook, and the people who work by it.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// The main line between the registration and the archive.
    pub(super) line: Vec<Piece>,
    pub(super) sides: Vec<Side>,
    pub(super) clocks: Vec<Clock>,
    pub(super) rungs: Vec<Rung>,
    pub(super) matrix: Matrix,
    /// How many levels there are.
    pub(super) levels: u32,
    pub(super) conflict: Conflict,
    pub(super) calls: Calls,
    /// What is asked for before it may happen, and before the case is closed; taken where the line allows it.
    pub(super) before: Vec<&'static str>,
    pub(super) closing: Vec<&'static str>,
    /// Whether a person files the case.
    pub(super) filed_by_hand: bool,
    pub(super) staff: Staff,
}

/// A stage of the main line.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Its kind, as a playbook writes it.
    pub(super) kind: &'static str,
    /// Where the case goes when it ends badly; on along the line without one.
    pub(super) badly: Option<Way>,
    /// That way is taken on the first level only.
    pub(super) at_first_level: bool,
}

/// A way that leaves the line.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// Straight to the archive.
    Archive,
    /// So many stages back, 0 being the stage itself.
    Back { far: usize, anew: bool, level_up: u32, max: Option<Max> },
}

/// The most passes of a loop.
#[derive(Debug, Clone)]
pub(super) struct Max {
    pub(super) passes: u32,
    /// Whether the case then goes to the archive; on along the line otherwise.
    pub(super) archives: bool,
}

/// A branch beside the line.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) kind: &'static str,
    pub(super) start: On,
    /// The stage of the line that waits for it, if any does; beyond the line it is the archive.
    pub(super) joined_at: Option<usize>,
    pub(super) need: &'static str,
}

/// What starts or stops something.
#[derive(Debug, Clone, Copy)]
pub(super) enum On {
    Received,
    Registered,
    Reopened,
    Closed,
    Entered(usize),
    Left(usize),
    Fact(&'static str),
    Missed(usize),
}

/// A time limit.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    pub(super) start: On,
    pub(super) stop: On,
    pub(super) limit: &'static str,
    pub(super) scope: &'static str,
    pub(super) repeats: bool,
    pub(super) pausable: bool,
    pub(super) capped: bool,
    pub(super) hard: bool,
}

/// A rung of the ladder.
#[derive(Debug, Clone)]
pub(super) struct Rung {
    /// On that clock, so long before or after it is due; on a fact without one.
    pub(super) clock: Option<(usize, Option<(&'static str, &'static str)>)>,
    pub(super) fact: &'static str,
    pub(super) action: &'static str,
}

/// The authority matrix.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    /// The upper bounds of all rows but the last, in yuan, inclusive.
    pub(super) bounds: Vec<u32>,
    /// For each row: who decides, and how many of them; none for nobody.
    pub(super) steps: Vec<Vec<(&'static str, &'static str)>>,
    /// Whether each party at fault has rows of its own.
    pub(super) by_liable: bool,
    /// Whether each level has rows of its own.
    pub(super) by_level: bool,
}

/// Who keeps out.
#[derive(Debug, Clone)]
pub(super) struct Conflict {
    pub(super) stated: bool,
    pub(super) scope: &'static str,
    pub(super) barred: Vec<&'static str>,
    pub(super) at_reopen: Vec<&'static str>,
}

/// How the customer is called back.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    pub(super) min: u32,
    /// How many more than the least there may be; any number without one.
    pub(super) more: Option<u32>,
    pub(super) only_marked: bool,
    pub(super) paused_while_difficult: bool,
    /// Whether the customer answers the reply.
    pub(super) answers: bool,
}

/// Who works there.
#[derive(Debug, Clone)]
pub(super) struct Staff {
    /// How many hold each role in each department.
    pub(super) each: usize,
    /// Whether they hold a second role, so that one person meets a case twice.
    pub(super) double: bool,
    /// Whether the calendar has hours.
    pub(super) hours: bool,
}

const KINDS: &[&str] = &[
    "triage",
    "verify",
    "investigate",
    "propose",
    "execute",
    "approve",
    "review",
    "meet",
    "audit",
    "reply",
    "callback",
    "contact",
    "wait",
    "account",
];
/// Facts that somebody may record and that start, stop or fire something.
pub(super) const FLAGS: &[&str] = &["injury", "press", "difficult", "marked_for_callback"];
const LIMITS: &[&str] = &[
    "40s",
    "30min",
    "2h",
    "24h",
    "3 working hours",
    "1 calendar day",
    "2 calendar days",
    "1 working day",
    "3 working days",
    "1 week",
    "same day",
    "day 4 of month",
    "day 4 of next month",
    "agreed with customer",
];
const OFFSETS: &[&str] = &["30min", "2h", "1 calendar day", "1 working day", "2 working hours"];
const ACTIONS: &[&str] = &["notify", "raise_level", "reassign", "add_watcher"];

pub(super) fn shape() -> impl Strategy<Value = Shape> {
    let line = vec(piece(), 0..7);
    let beside = (vec(side(), 0..3), vec(clock(), 0..4), vec(rung(), 0..3));
    let authority = (matrix(), 1_u32..=3, conflict());
    let asked = (
        proptest::sample::subsequence(vec!["reply", "execute", "archive"], 0..=3),
        proptest::sample::subsequence(vec!["satisfied", "audited", "archived"], 0..=3),
    );
    (line, beside, authority, calls(), asked, any::<bool>(), staff()).prop_map(
        |(
            line,
            (sides, clocks, rungs),
            (matrix, levels, conflict),
            calls,
            (before, closing),
            by_hand,
            staff,
        )| {
            Shape {
                line,
                sides,
                clocks,
                rungs,
                matrix,
                levels,
                conflict,
                calls,
                before,
                closing,
                filed_by_hand: by_hand,
                staff,
            }
        },
    )
}

fn piece() -> impl Strategy<Value = Piece> {
    (select(KINDS), option::weighted(0.7, way()), prop::bool::weighted(0.2))
        .prop_map(|(kind, badly, at_first_level)| Piece { kind, badly, at_first_level })
}

fn way() -> impl Strategy<Value = Way> {
    let max = (1_u32..3, any::<bool>()).prop_map(|(passes, archives)| Max { passes, archives });
    let back = (0_usize..4, any::<bool>(), 0_u32..2, option::of(max));
    prop_oneof![
        1 => Just(Way::Archive),
        4 => back.prop_map(|(far, anew, level_up, max)| Way::Back { far, anew, level_up, max }),
    ]
}

fn on() -> impl Strategy<Value = On> {
    prop_oneof![
        Just(On::Received),
        Just(On::Registered),
        Just(On::Reopened),
        Just(On::Closed),
        (0_usize..8).prop_map(On::Entered),
        (0_usize..8).prop_map(On::Left),
        select(FLAGS).prop_map(On::Fact),
        (0_usize..4).prop_map(On::Missed),
    ]
}

fn side() -> impl Strategy<Value = Side> {
    let kind = select(&["contact", "verify", "execute", "account"][..]);
    let need = select(&["all", "any", "one"][..]);
    (kind, on(), option::weighted(0.6, 0_usize..8), need).prop_map(|(kind, start, joined_at, need)| Side {
        kind,
        start,
        joined_at,
        need,
    })
}

fn clock() -> impl Strategy<Value = Clock> {
    let scope = select(&["visit", "span", "case", "instance"][..]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (on(), on(), select(LIMITS), scope, flags).prop_map(
        |(start, stop, limit, scope, (repeats, pausable, capped, hard))| Clock {
            start,
            stop,
            limit,
            scope,
            repeats,
            pausable,
            capped,
            hard,
        },
    )
}

fn rung() -> impl Strategy<Value = Rung> {
    let offset = option::of((select(&["before", "after"][..]), select(OFFSETS)));
    (option::weighted(0.7, (0_usize..4, offset)), select(FLAGS), select(ACTIONS))
        .prop_map(|(clock, fact, action)| Rung { clock, fact, action })
}

fn matrix() -> impl Strategy<Value = Matrix> {
    let step = (select(&["leader", "boss"][..]), select(&["any", "all", "quorum"][..]));
    let rows = vec(vec(step, 0..3), 1..4);
    (rows, vec(1_u32..60, 3), any::<bool>(), any::<bool>()).prop_map(|(steps, gaps, by_liable, by_level)| {
        let mut bound = 0;
        let bounds = gaps.iter().take(steps.len() - 1).map(|gap| {
            bound += gap * 10;
            bound
        });
        Matrix { bounds: bounds.collect(), steps, by_liable, by_level }
    })
}

fn conflict() -> impl Strategy<Value = Conflict> {
    let duties = || vec!["handler", "verifier", "approver", "replier", "caller_back"];
    let barred = proptest::sample::subsequence(duties(), 1..=5);
    let at_reopen = proptest::sample::subsequence(duties(), 0..=2);
    (any::<bool>(), prop::bool::weighted(0.2), barred, at_reopen).prop_map(
        |(stated, wide, barred, at_reopen)| Conflict {
            stated,
            scope: if wide { "department" } else { "person" },
            barred,
            at_reopen,
        },
    )
}

fn calls() -> impl Strategy<Value = Calls> {
    let flags = (prop::bool::weighted(0.2), prop::bool::weighted(0.2), any::<bool>());
    (1_u32..3, option::of(0_u32..2), flags).prop_map(|(min, more, (only_marked, paused, answers))| Calls {
        min,
        more,
        only_marked,
        paused_while_difficult: paused,
        answers,
    })
}

fn staff() -> impl Strategy<Value = Staff> {
    (1_usize..4, any::<bool>(), any::<bool>()).prop_map(|(each, double, hours)| Staff { each, double, hours })
}
