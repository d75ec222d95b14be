//! A set of positions, kept as runs: what grows with the holes and not with what is in it.

use std::collections::BTreeMap;

/// The first position of each run with its last.
#[derive(Debug, Default)]
pub(super) struct Runs(BTreeMap<u64, u64>);

impl Runs {
    /// Adds a position; whether it is new.
    pub(super) fn insert(&mut self, position: u64) -> bool {
        let before = self.0.range(..=position).next_back().map(|(first, last)| (*first, *last));
        if before.is_some_and(|(_, last)| position <= last) {
            return false;
        }
        let first = match before {
            Some((first, last)) if last + 1 == position => first,
            _ => position,
        };
        let last = position.checked_add(1).and_then(|next| self.0.remove(&next)).unwrap_or(position);
        self.0.insert(first, last);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Runs;

    #[test]
    fn neighbours_are_one_run_in_whatever_order_they_come() {
        let mut runs = Runs::default();
        for position in [5, 7, 6, 1, 2, 9, 8] {
            assert!(runs.insert(position), "{position}");
            assert!(!runs.insert(position), "{position}");
        }
        assert_eq!(runs.0.into_iter().collect::<Vec<_>>(), [(1, 2), (5, 9)]);
    }

    #[test]
    fn it_is_the_set_that_it_stands_for() {
        let (mut runs, mut set) = (Runs::default(), BTreeSet::new());
        // Every residue of a prime, in a scattered order, twice.
        for step in 0..1_000u64 {
            let position = (step * 377) % 503;
            assert_eq!(runs.insert(position), set.insert(position), "{position}");
        }
        assert_eq!(runs.0.len(), 1, "all of them are one run");
    }
}
