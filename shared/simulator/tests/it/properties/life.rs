//! A random history: what people, the customer and time do, each chosen among what is open at that moment.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::shape::FLAGS;

/// A history.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) complaints: Vec<Complaint>,
    pub(super) moves: Vec<Move>,
}

/// What a complaint is about.
#[derive(Debug, Clone)]
pub(super) struct Complaint {
    pub(super) category: &'static str,
    /// Whom the customer complains of, among those who work there.
    pub(super) of_person: Option<usize>,
    /// How many hours before its registration the customer told it.
    pub(super) told_before: i64,
    /// The same customer as before.
    pub(super) same_customer: bool,
}

/// Something that happens. `which` and `whom` choose among what there is.
#[derive(Debug, Clone)]
pub(super) enum Move {
    /// The holder of a piece of work does it.
    Act {
        which: usize,
        how: u8,
        amount: u32,
        hastily: bool,
    },
    HandBack {
        which: usize,
    },
    Claim {
        which: usize,
        whom: usize,
    },
    Reassign {
        which: usize,
        whom: usize,
    },
    Transfer {
        which: usize,
        unit: usize,
    },
    Pause {
        which: usize,
    },
    Resume {
        which: usize,
    },
    Fact {
        which: usize,
        key: &'static str,
        value: bool,
    },
    /// The customer sets or grants a time, so many hours ahead.
    Time {
        which: usize,
        agreed: bool,
        hours: i64,
    },
    Answer {
        which: usize,
        accepted: bool,
    },
    Leave {
        whom: usize,
        deputy: usize,
        hours: i64,
    },
    Return {
        whom: usize,
    },
    Erase {
        which: usize,
    },
    Pass {
        minutes: i64,
    },
}

pub(super) fn life(most: usize) -> impl Strategy<Value = Life> {
    (vec(complaint(), 1..3), vec(a_move(), 0..most))
        .prop_map(|(complaints, moves)| Life { complaints, moves })
}

fn complaint() -> impl Strategy<Value = Complaint> {
    let category = select(&["goods", "delivery", "other"][..]);
    let person = prop::option::weighted(0.3, 0_usize..40);
    (category, person, select(&[0_i64, 0, 3, 60][..]), any::<bool>()).prop_map(
        |(category, of_person, told_before, same_customer)| Complaint {
            category,
            of_person,
            told_before,
            same_customer,
        },
    )
}

fn a_move() -> impl Strategy<Value = Move> {
    let (which, whom) = (0_usize..16, 0_usize..40);
    let hours = select(&[1_i64, 5, 30, 100][..]);
    let act = (
        which.clone(),
        any::<u8>(),
        select(&[0_u32, 10, 100, 101, 250, 5_000][..]),
        prop::bool::weighted(0.2),
    );
    let act = act.prop_map(|(which, how, amount, hastily)| Move::Act { which, how, amount, hastily });
    let minutes = select(&[5_i64, 30, 240, 1_440, 4_320, 20_000][..]);
    prop_oneof![
        14 => act,
        3 => minutes.prop_map(|minutes| Move::Pass { minutes }),
        1 => which.clone().prop_map(|which| Move::HandBack { which }),
        1 => (which.clone(), whom.clone()).prop_map(|(which, whom)| Move::Claim { which, whom }),
        1 => (which.clone(), whom.clone()).prop_map(|(which, whom)| Move::Reassign { which, whom }),
        1 => (which.clone(), 0_usize..4).prop_map(|(which, unit)| Move::Transfer { which, unit }),
        1 => which.clone().prop_map(|which| Move::Pause { which }),
        1 => which.clone().prop_map(|which| Move::Resume { which }),
        2 => (which.clone(), select(FLAGS), any::<bool>()).prop_map(|(which, key, value)| Move::Fact { which, key, value }),
        1 => (which.clone(), any::<bool>(), hours.clone())
            .prop_map(|(which, agreed, hours)| Move::Time { which, agreed, hours }),
        2 => (which.clone(), any::<bool>()).prop_map(|(which, accepted)| Move::Answer { which, accepted }),
        1 => (whom.clone(), 0_usize..40, hours).prop_map(|(whom, deputy, hours)| Move::Leave { whom, deputy, hours }),
        1 => whom.prop_map(|whom| Move::Return { whom }),
        1 => which.prop_map(|which| Move::Erase { which }),
    ]
}
