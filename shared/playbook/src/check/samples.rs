//! Cases to try rules out on: every value that could change an answer, for everything that the rules name.

use std::collections::BTreeSet;

use contracts::{FactKey, FactValue, StageKey, facts::FactKind};

use crate::env::Env;
use crate::rule::Names;
use crate::words::LoopKey;

/// No more cases than this are tried for one stage. Few rules name so much that it matters.
const MOST: usize = 600;

/// One thing that varies, with its values.
enum Varies {
    Fact(FactKey, Vec<Option<FactValue>>),
    Case(String, Vec<String>),
    Instance(Vec<u32>),
    Level(Vec<u32>),
    Visits(StageKey, Vec<u32>),
    Loops(LoopKey, Vec<u32>),
}

impl Varies {
    const fn count(&self) -> usize {
        match self {
            Self::Fact(_, values) => values.len(),
            Self::Case(_, values) => values.len(),
            Self::Instance(values)
            | Self::Level(values)
            | Self::Visits(_, values)
            | Self::Loops(_, values) => values.len(),
        }
    }

    fn set(&self, env: &mut Env, which: usize) {
        match self {
            Self::Fact(key, values) => match &values[which] {
                Some(value) => drop(env.facts.insert(key.clone(), value.clone())),
                None => drop(env.facts.remove(key)),
            },
            Self::Case(field, values) => set_case(env, field, &values[which]),
            Self::Instance(values) => env.case.instance = values[which],
            Self::Level(values) => env.level = values[which],
            Self::Visits(key, values) => drop(env.visits.insert(key.clone(), values[which])),
            Self::Loops(key, values) => drop(env.loops.insert(key.clone(), values[which])),
        }
    }
}

fn set_case(env: &mut Env, field: &str, value: &str) {
    let case = &mut env.case;
    let place = match field {
        "kind" => &mut case.kind,
        "channel" => &mut case.channel,
        "customer_type" => &mut case.customer_type,
        "category" => &mut case.category,
        "department" => &mut case.department,
        "complained_of" => &mut case.complained_of,
        _ => return,
    };
    value.clone_into(place);
}

/// Cases that vary in everything that these rules name. Without an outcome; the caller sets it.
pub(super) fn samples<'a>(names: impl Iterator<Item = &'a Names>, highest_level: u32) -> Vec<Env> {
    let mut all = Names::default();
    for names in names {
        all.facts.extend(names.facts.iter().cloned());
        all.visits.extend(names.visits.iter().cloned());
        all.loops.extend(names.loops.iter().cloned());
        all.case.extend(names.case.iter().cloned());
        all.texts.extend(names.texts.iter().cloned());
        all.numbers.extend(names.numbers.iter().copied());
    }
    combine(&varying(&all, highest_level))
}

fn varying(names: &Names, highest_level: u32) -> Vec<Varies> {
    let numbers: BTreeSet<i64> = names
        .numbers
        .iter()
        .flat_map(|n| [n.saturating_sub(1), *n, n.saturating_add(1)])
        .chain([0])
        .collect();
    let counts: Vec<u32> = numbers.iter().filter_map(|n| u32::try_from(*n).ok()).collect();
    let texts: Vec<String> =
        ["", "x"].iter().map(ToString::to_string).chain(names.texts.iter().cloned()).collect();
    let mut varying = vec![Varies::Level((1..=highest_level.clamp(1, 9)).collect())];
    for key in &names.facts {
        let values: Vec<FactValue> = match key.kind() {
            FactKind::Flag => vec![false.into(), true.into()],
            FactKind::Number | FactKind::Money => numbers.iter().map(|n| FactValue::Int(*n)).collect(),
            FactKind::Text => texts.iter().map(|text| text.as_str().into()).collect(),
            FactKind::Time => vec!["2000-01-01T00:00:00Z".into(), "2100-01-01T00:00:00Z".into()],
            FactKind::Keys => vec![FactValue::Keys(Vec::new()), FactValue::Keys(texts.clone())],
        };
        varying.push(Varies::Fact(
            key.clone(),
            std::iter::once(None).chain(values.into_iter().map(Some)).collect(),
        ));
    }
    for field in &names.case {
        varying.push(match field.as_str() {
            "instance" => Varies::Instance(counts.iter().copied().filter(|n| *n > 0).chain([1]).collect()),
            _ => Varies::Case(field.clone(), texts.clone()),
        });
    }
    varying.extend(names.visits.iter().map(|key| Varies::Visits(key.clone(), counts.clone())));
    varying.extend(names.loops.iter().map(|key| Varies::Loops(key.clone(), counts.clone())));
    varying
}

/// All combinations, or, where these are too many, evenly spread ones.
fn combine(varying: &[Varies]) -> Vec<Env> {
    let total = varying.iter().fold(1_usize, |total, one| total.saturating_mul(one.count().max(1)));
    let step = total.div_ceil(MOST).max(1);
    // An odd step shares few factors with the counts, so that every value is met.
    let step = if step > 1 { step | 1 } else { 1 };
    (0..total).step_by(step).map(|number| nth(varying, number)).collect()
}

fn nth(varying: &[Varies], mut number: usize) -> Env {
    let mut env = Env::default();
    for one in varying {
        let count = one.count().max(1);
        one.set(&mut env, number % count);
        number /= count;
    }
    env
}
