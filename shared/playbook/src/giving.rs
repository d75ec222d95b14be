//! What may be given for a matter, and what its handling standard gives.

use contracts::CategoryKey;

use crate::compiled::CompiledPlaybook;
use crate::env::Env;
use crate::model::{Category, FaultRemedies, Liable, Playbook, Remedies, RemedyKind, Standard};
use crate::rule::RuleError;

impl Playbook {
    /// The category and the broader ones above it. Ends even where parents form a ring.
    pub(crate) fn category_line(&self, category: &str) -> impl Iterator<Item = &Category> {
        let above =
            |category: &&Category| category.parent.as_ref().and_then(|parent| self.category(parent.as_str()));
        std::iter::successors(self.category(category), above).take(self.categories.len())
    }

    /// What may be given for a matter of this category; none when the playbook lists no remedies.
    #[must_use]
    pub fn remedies_for(&self, category: &str) -> Option<Remedies> {
        let mut remedies = self.remedies.clone()?;
        let narrower = self.category_line(category).find_map(|at| remedies.by_category.get(&at.key));
        if let Some(narrower) = narrower {
            remedies.allowed = narrower.clone();
        }
        Some(remedies)
    }
}

impl Remedies {
    /// What may be given where this party is at fault.
    pub fn given_by(&self, liable: Liable) -> impl Iterator<Item = RemedyKind> {
        let own = self.by_liable.get(&liable);
        self.allowed.iter().copied().filter(move |remedy| own.is_none_or(|own| own.allows(*remedy)))
    }

    /// At least one of these is given where this party is at fault, as far as the category allows them; without any, nothing
    /// need be given.
    pub fn owed_by(&self, liable: Liable) -> impl Iterator<Item = RemedyKind> {
        let own = self.by_liable.get(&liable).into_iter().flat_map(|own| own.must.iter().copied());
        own.filter(|remedy| self.allowed.contains(remedy))
    }
}

impl FaultRemedies {
    /// Whether this may be given for the fault.
    #[must_use]
    pub fn allows(&self, remedy: RemedyKind) -> bool {
        self.may.is_empty() || self.may.contains(&remedy)
    }
}

impl CompiledPlaybook {
    /// The handling standard for a matter of the case's category: its own, else that of the nearest broader one, where the
    /// rule of that standard holds.
    ///
    /// # Errors
    /// [`RuleError`] when its rule gives no answer.
    pub fn standard_for(&self, env: &Env) -> Result<Option<&Standard>, RuleError> {
        let mut line = self.playbook().category_line(env.case.category.as_str());
        let Some(standard) = line.find_map(|category| category.standard.as_ref()) else { return Ok(None) };
        let holds = standard.when.as_ref().map_or(Ok(true), |rule| self.holds(rule, env))?;
        Ok(Some(standard).filter(|_| holds))
    }

    /// The category and the broader ones above it.
    pub(crate) fn category_line(&self, category: &CategoryKey) -> impl Iterator<Item = &Category> {
        self.playbook().category_line(category.as_str())
    }
}
