//! Who may see which case, and its contact data.
//!
//! Routing knows where a case is and who holds its work; that decides for people who only see their own. A case that
//! is not theirs is `not-found`: whether there is one is not told.

use std::collections::BTreeSet;

use contracts::commands::intake::Clarify;
use contracts::commands::{Actor, Verb as _};
use contracts::queries::routing;
use contracts::{ComplaintId, DepartmentId, ProblemCode, ServiceName, StageKind};
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{Act, Contact, Principal, Reach, Rights, Staff};
use crate::problem::Refusal;
use crate::upstream::question;

/// What somebody may see of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Routing's view of it, where it was needed to decide.
    pub case: Option<Value>,
    /// Whether contact data are shown unmasked.
    pub contact: bool,
    /// Whether they hold, or may take, work at which the customer is spoken to. Not known where routing was not asked.
    pub speaks: bool,
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
        return Ok(Sight { case: None, contact: rights.contact == Contact::InReach, speaks: false });
    }
    asked(app, staff, &rights, complaint).await
}

/// The same where the customer's contact data are read: routing is asked whose work it is to speak with them.
///
/// # Errors
/// As [`of_case`].
pub async fn of_customer(app: &App, principal: &Principal, complaint: ComplaintId) -> Result<Sight, Refusal> {
    let by_role = of_case(app, principal, complaint).await?;
    match principal {
        Principal::Staff(staff) if by_role.case.is_none() => {
            let rights = principal.rights(&app.config.roles);
            // While routing does not answer, people see what their role lets them see.
            Ok(asked(app, staff, &rights, complaint).await.unwrap_or(by_role))
        }
        Principal::Staff(_) | Principal::Feeder(_) => Ok(by_role),
    }
}

async fn asked(app: &App, staff: &Staff, rights: &Rights, complaint: ComplaintId) -> Result<Sight, Refusal> {
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
    let speaks = speaks(&case, staff);
    let contact = match rights.contact {
        Contact::Never => speaks,
        Contact::WhenHolding => speaks || places.holders.contains(staff.person.as_str()),
        Contact::InReach => true,
    };
    Ok(Sight { case: Some(case), contact, speaks })
}

/// Whether a piece of work of a case at which the customer is spoken to is theirs: they hold it, or it waits in their
/// department for a role of theirs and nothing keeps them out. Whoever cannot see the number cannot call.
fn speaks(case: &Value, staff: &Staff) -> bool {
    let speaking = [StageKind::Contact, StageKind::Reply, StageKind::Callback].map(StageKind::as_str);
    let is_role = |role: &Value| role.as_str().is_some_and(|role| staff.roles.contains(role));
    let own = staff.department.as_ref().map(DepartmentId::as_str);
    let list = |of: &Value, key: &str| of[key].as_array().cloned().unwrap_or_default();
    let barred = |visit: &Value| {
        let visits = list(case, "visits").into_iter().filter(|one| one["visit"] == *visit);
        visits.flat_map(|one| list(&one, "barred")).any(|person| person == staff.person.as_str())
    };
    list(case, "works").iter().any(|work| {
        let task = work["task"].as_str().unwrap_or_default();
        let is_theirs = match work["person"].as_str() {
            Some(person) => person == staff.person.as_str(),
            None => {
                own == work["department"].as_str() && (is_role(&work["role"]) || is_role(&work["secondary"]))
            }
        };
        (speaking.contains(&task) || task == Clarify::VERB) && is_theirs && !barred(&work["visit"])
    })
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
        let mut by = |actor: &Value| {
            if let Ok(Actor::Staff { person, .. }) = serde_json::from_value(actor.clone()) {
                places.people.insert(person.to_string());
            }
        };
        // Whoever took a complaint back for a customer may have completed nothing in it.
        by(&case["closing"]["by"]);
        for result in list("results") {
            put(&mut places.departments, &result["department"]);
            by(&result["by"]);
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
    use contracts::{OrganisationId, PersonId};

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
            "closing": { "by": { "kind": "staff", "person": "he.xin" } },
            "facts": { "responsible": "sales" },
            "teams": [{ "leader": "tan.yu", "deputy": null, "members": ["yu.fan"] }],
        }));
        assert!(places.are_those_of(&staff("ma.jun", "logistics")));
        assert!(places.are_those_of(&staff("lin.yue", "customer_service")));
        assert!(
            places.are_those_of(&staff("he.xin", "customer_service")),
            "whoever took it back still sees it"
        );
        assert!(places.are_those_of(&staff("feng.qi", "sales")));
        assert!(places.are_those_of(&staff("yu.fan", "engineering")), "whoever is in a team sees the case");
        assert!(!places.are_those_of(&staff("hu.yan", "store_nanjing_road")));
        assert!(places.holders.contains("wu.gang") && !places.holders.contains("lin.yue"));
        assert_eq!(Places::of(&Value::Null), Places::default());
    }

    /// P38: the acceptor who must call the customer is of a role that this installation does not know.
    #[test]
    fn whoever_holds_or_may_take_the_contact_speaks_with_the_customer() {
        let of = |role: &str, person: &str, department: &str| Staff {
            roles: BTreeSet::from([role.parse().unwrap()]),
            ..staff(person, department)
        };
        let case = |task: &str, person: Option<&str>| {
            json!({
                "visits": [{ "visit": "v", "department": "service", "barred": ["bao.an"] }],
                "works": [{ "visit": "v", "task": task, "role": "acceptor", "secondary": "supervisor",
                            "department": "service", "person": person }],
            })
        };
        for task in ["contact", "reply", "callback", "clarify"] {
            let held = case(task, Some("wu.gang"));
            assert!(
                speaks(&held, &of("duty_manager", "wu.gang", "company")),
                "{task}: the holder, whatever they are"
            );
            assert!(!speaks(&held, &of("acceptor", "ma.jun", "service")), "{task}: somebody else holds it");
            let waits = case(task, None);
            assert!(
                speaks(&waits, &of("acceptor", "ma.jun", "service")),
                "{task}: in the queue of their role"
            );
            assert!(speaks(&waits, &of("supervisor", "lu.na", "service")), "{task}: or of who takes over");
            assert!(!speaks(&waits, &of("clerk", "ma.jun", "service")), "{task}: another role");
            assert!(!speaks(&waits, &of("acceptor", "hu.yan", "north")), "{task}: another department");
            assert!(!speaks(&waits, &of("acceptor", "bao.an", "service")), "{task}: kept out of the matter");
        }
        assert!(!speaks(&case("propose", Some("wu.gang")), &of("acceptor", "wu.gang", "service")));
        assert!(!speaks(&Value::Null, &of("acceptor", "wu.gang", "service")));
    }
}
