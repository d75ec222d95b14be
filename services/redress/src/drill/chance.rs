//! What people decide in a drill: a seeded choice per visit, so that a repeated act decides the same.
//! Only when somebody takes leave hangs on how much they have done.

use contracts::{PersonId, RoundId, VisitId};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// The seeded chance of one act at one visit.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The chance of `seed` at `visit`.
    #[must_use]
    pub fn at_visit(seed: u64, visit: VisitId) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed ^ visit.0.as_u64_pair().1))
    }
    /// The chance of `seed` at `round`.
    #[must_use]
    pub fn at_round(seed: u64, round: RoundId) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed ^ round.0.as_u64_pair().1))
    }
    /// The chance of `seed` for `person`.
    #[must_use]
    pub fn of_person(seed: u64, person: &PersonId) -> Self {
        let name = person.as_str().bytes().fold(0_u64, |name, byte| name.wrapping_mul(31) + u64::from(byte));
        Self(ChaCha8Rng::seed_from_u64(seed ^ name))
    }
    /// From `least` to `most`.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        self.0.random_range(least..=most)
    }
    /// True in `percent` of 100 cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }
    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { of.get(self.0.random_range(0..of.len())) }
    }
    /// An amount of fen.
    pub fn fen(&mut self, up_to: i64) -> i64 {
        self.0.random_range(100..up_to)
    }
}
