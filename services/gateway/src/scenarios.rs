//! Scenarios that an administrator plays before a playbook holds: on a simulation, with the organisation's own people and
//! calendar, within a time and never many at once. The gateway knows no rule of a playbook: who starts it gives it a
//! [`Player`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use contracts::queries::routing as ask;
use contracts::scenarios::{ScenarioRun, ScenariosAsked};
use contracts::{Problem, ProblemCode};
use serde_json::Value;

use crate::app::App;
use crate::extract::Caller;
use crate::problem::Refusal;
use crate::routes::settings;

/// The longest text of scenarios, in bytes.
const LONGEST: usize = 1 << 18;
/// How much later than asked a run may come to its end: the scenario that is being played is not broken off.
const GRACE: Duration = Duration::from_secs(10);

/// Plays scenarios.
pub trait Player: Send + Sync + std::fmt::Debug {
    /// Plays what is asked. Scenarios that would begin after `until` are left out.
    fn play(&self, asked: &ScenariosAsked, until: Instant) -> ScenarioRun;
}

/// Plays `scenarios` against the text of a playbook.
///
/// # Errors
/// `too-large`; `unavailable` when others play already, or it takes too long; what routing refuses.
pub async fn run(
    app: &App,
    caller: &Caller,
    playbook: String,
    scenarios: String,
) -> Result<ScenarioRun, Refusal> {
    if playbook.len().max(scenarios.len()) > LONGEST {
        let field = if scenarios.len() > LONGEST { "/scenarios" } else { "/playbook" };
        let problem = Problem::new(ProblemCode::TooLarge, "the text is too long to be played").at(field);
        return Err(problem.expected(format!("at most {LONGEST} bytes")).into());
    }
    let directory = settings::asked(app, caller, ask::DIRECTORY, Value::Null).await?;
    let directory = serde_json::from_value(directory).map_err(|error| Refusal::defect(&error))?;
    let calendars = settings::asked(app, caller, ask::CALENDARS, Value::Null).await?;
    let asked = ScenariosAsked { playbook, scenarios, calendar: own_calendar(&calendars), directory };
    let place = app.limits.scenarios()?;
    let (player, time) = (Arc::clone(&app.player), app.config.scenarios_time);
    let playing = tokio::task::spawn_blocking(move || {
        let run = player.play(&asked, Instant::now() + time);
        drop(place); // also where nobody waits for it any more
        run
    });
    match tokio::time::timeout(time + GRACE, playing).await {
        Ok(Ok(run)) => Ok(run),
        Ok(Err(error)) => Err(Refusal::defect(&error)),
        Err(_) => Err(Refusal::unavailable("a scenario takes too long; it was given up")),
    }
}

/// The newest version of the organisation's own calendar.
fn own_calendar(told: &Value) -> Option<Value> {
    let own = told["calendars"].as_array()?.iter().filter(|one| one["id"] == told["default"]);
    own.max_by_key(|one| one["version"].as_u64()).map(|one| one["document"].clone())
}

/// That scenarios do not hold, as the refusal of what was ordered with them.
#[must_use]
pub fn refusal(run: &ScenarioRun) -> Problem {
    let detail = format!("{} of {} scenarios do not hold", run.failed(), run.verdicts.len());
    let problem = Problem::new(ProblemCode::ScenarioFails, detail).at("/scenarios");
    problem.expected("scenarios that all hold")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_calendar_is_the_newest_of_the_organisations_own() {
        let one = |id: &str, version: u32| json!({ "id": id, "version": version, "document": {"version": version} });
        let told = json!({ "default": "cn", "calendars": [one("cn", 1), one("cn", 2), one("shop", 7)] });
        assert_eq!(own_calendar(&told), Some(json!({ "version": 2 })));
        assert_eq!(own_calendar(&json!({ "default": null, "calendars": [] })), None);
    }
}
