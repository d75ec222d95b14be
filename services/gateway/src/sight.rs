//! Who may see which case, and its contact data.
//!
//! Routing knows where a case is and who holds its work; that decides for people who only see their own. A case that
//! is not theirs is `not-found`: whether there is one is not told.

use std::collections::BTreeSet;

use contracts::commands::Actor;
use contracts::queries::routing;
use contracts::{ComplaintId, ProblemCode, ServiceName};
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{Act, Contact, Principal, Reach, Staff};
use crate::problem::Refusal;
use crate::upstream::question;

/// What somebody may see of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Routing's view of it, where it was needed to decide.
    pub case: Option<Value>,
    /// Whether contact data are shown unmasked.
    pub contact: bool,
}

/// What `principal` may see of a case.
///
/// # Errors
/// `not-found` when it is not theirs, `not-allowed` for an API key, or that routing cannot be asked.
pub async fn of_case(app: &App, principal: &Principal, complaint: ComplaintId) -> Result<Sight, Refusal> {
    let Principal::Staff(staff) = principal else {
        return Err(Refusal::not_allowed("an API key reads nothing", "a member of staff"));
    };
    let rights = principal.rights(&app.config.roles);
    if rights.reach == Reach::All && rights.contact != Contact::WhenHolding {
        return Ok(Sight { case: None, contact: rights.contact == Contact::InReach });
    }
    let case = match ask_case(app, staff, complaint).await {
        Ok(case) => case,
        // Registered a moment ago: who sees everything need not wait for routing to hear of it.
        Err(refusal) if refusal.problem.code == ProblemCode::NotFound && rights.reach == Reach::All => {
            Value::Null
        }
        Err(refusal) => return Err(refusal),
    };
    let places = Places::of(&case);
    if rights.reach == Reach::Own && !places.are_those_of(staff) {
        return Err(Refusal::not_found("complaint"));
    }
    let holds = places.holders.contains(staff.person.as_str());
    let contact = match rights.contact {
        Contact::Never => false,
        Contact::WhenHolding => holds,
        Contact::InReach => true,
    };
    Ok(Sight { case: Some(case), contact })
}

/// Refuses an order about a case that is not in the caller's reach; feeders may only feed.
///
/// # Errors
/// As [`of_case`].
pub async fn require(app: &App, principal: &Principal, complaint: ComplaintId) -> Result<(), Refusal> {
    if principal.reach(&app.config.roles) == Reach::All && principal.may(Act::ReadCase, &app.config.roles) {
        return Ok(());
    }
    of_case(app, principal, complaint).await.map(drop)
}

async fn ask_case(app: &App, staff: &Staff, complaint: ComplaintId) -> Result<Value, Refusal> {
    let actor = Principal::Staff(staff.clone()).actor();
    let query = question(&staff.organisation, actor, json!({ "complaint": complaint }));
    app.upstream.ask(ServiceName::Routing, routing::CASE, &query).await
}

/// Where a case is or was, and with whom, read from routing's view.
#[derive(Debug, Default, PartialEq, Eq)]
struct Places {
    departments: BTreeSet<String>,
    people: BTreeSet<String>,
    holders: BTreeSet<String>,
}

impl Places {
    fn of(case: &Value) -> Self {
        let mut places = Self::default();
        let list = |key: &str| case[key].as_array().cloned().unwrap_or_default();
        let put = |set: &mut BTreeSet<String>, value: &Value| set.extend(value.as_str().map(str::to_owned));
        for visit in list("visits") {
            put(&mut places.departments, &visit["department"]);
        }
        for work in list("works") {
            put(&mut places.departments, &work["department"]);
            put(&mut places.people, &work["person"]);
            put(&mut places.people, &work["instead_of"]);
            put(&mut places.holders, &work["person"]);
        }
        for result in list("results") {
            put(&mut places.departments, &result["department"]);
            if let Ok(Actor::Staff { person, .. }) = serde_json::from_value(result["by"].clone()) {
                places.people.insert(person.to_string());
            }
        }
        for team in list("teams") {
            put(&mut places.people, &team["leader"]);
            put(&mut places.people, &team["deputy"]);
            for member in team["members"].as_array().into_iter().flatten() {
                put(&mut places.people, member);
            }
        }
        for ruling in list("rulings") {
            put(&mut places.people, &ruling["because"]["by"]["person"]);
            put(&mut places.people, &ruling["ended"]["because"]["by"]["person"]);
        }
        for watcher in list("watchers") {
            put(&mut places.people, &watcher);
        }
        put(&mut places.departments, &case["facts"]["responsible"]);
        places
    }

    fn are_those_of(&self, staff: &Staff) -> bool {
        let department = staff.department.as_ref().is_some_and(|own| self.departments.contains(own.as_str()));
        department || self.people.contains(staff.person.as_str())
    }
}

#[cfg(test)]
mod tests {
    use contracts::{DepartmentId, OrganisationId, PersonId};

    use super::*;

    fn staff(person: &str, department: &str) -> Staff {
        Staff {
            organisation: OrganisationId::new("huarun").unwrap(),
            name: person.into(),
            person: PersonId::new(person).unwrap(),
            roles: BTreeSet::new(),
            department: Some(DepartmentId::new(department).unwrap()),
            until: 0,
        }
    }

    #[test]
    fn a_case_is_its_departments_and_its_peoples() {
        let places = Places::of(&json!({
            "visits": [{ "department": "logistics" }],
            "works": [{ "department": "logistics", "person": "wu.gang", "instead_of": null }],
            "results": [{ "by": { "kind": "staff", "person": "lin.yue" } }, { "by": { "kind": "system" } }],
            "facts": { "responsible": "sales" },
            "teams": [{ "leader": "tan.yu", "deputy": null, "members": ["yu.fan"] }],
        }));
        assert!(places.are_those_of(&staff("ma.jun", "logistics")));
        assert!(places.are_those_of(&staff("lin.yue", "customer_service")));
        assert!(places.are_those_of(&staff("feng.qi", "sales")));
        assert!(places.are_those_of(&staff("yu.fan", "engineering")), "whoever is in a team sees the case");
        assert!(!places.are_those_of(&staff("hu.yan", "store_nanjing_road")));
        assert!(places.holders.contains("wu.gang") && !places.holders.contains("lin.yue"));
        assert_eq!(Places::of(&Value::Null), Places::default());
    }
}
