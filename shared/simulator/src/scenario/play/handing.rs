//! Handovers in scenarios: an item names a case and a stage, as people speak of them.

use contracts::SubjectRef;
use serde_json::{Map, Value, json};

use super::{Driver, Play};
use crate::scenario::orders::fill_in;

impl Play<'_> {
    /// Lets a scenario write `{case: second, work: handle}` for an item of a handover.
    pub(super) async fn name_items<D: Driver>(
        &mut self,
        driver: &mut D,
        body: &mut Map<String, Value>,
    ) -> anyhow::Result<()> {
        for item in body.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(item) = item.as_object_mut() else { continue };
            let name = item.remove("case").and_then(|name| name.as_str().map(str::to_owned));
            let Some(id) = self.cases.get(name.as_deref().unwrap_or("case")).copied() else { continue };
            item.entry("complaint").or_insert(json!(id));
            let subject = SubjectRef::complaint(&self.prepared.organisation, id);
            fill_in(item, "work.claim", &self.look(driver, &subject).await?);
        }
        Ok(())
    }
}
