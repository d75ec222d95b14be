//! Those who work by a random playbook, and when they do.

use calendar::Calendar;
use contracts::commands::routing::PutDirectory;
use serde_json::json;

use super::book::{UNITS, text};
use super::shape::Shape;

/// Those who work there. Wherever a case can be there is everybody whom it may need: whoever only stands in for a
/// role that nobody has could not decide, and would have to ask somebody who is not there.
pub(super) fn directory(shape: &Shape) -> PutDirectory {
    let staff = &shape.staff;
    let mut people = Vec::new();
    let mut hire = |unit: &str, role: &str, second: Option<&str>, manager: Option<String>| {
        let roles: Vec<_> = std::iter::once(role).chain(second.filter(|_| staff.double)).collect();
        for number in 1..=staff.each {
            let id = format!("{unit}.{role}{number}");
            people.push(json!({
                "id": id, "name": id, "department": unit, "roles": roles,
                "manager": manager.clone().filter(|manager| *manager != id),
            }));
        }
    };
    let boss = || Some("office.boss1".to_owned());
    hire("office", "boss", None, boss());
    hire("service", "agent", Some("caller"), boss());
    hire("service", "caller", None, boss());
    hire("service", "receiver", None, boss());
    hire("service", "clerk", None, boss());
    for unit in ["office", "service"].into_iter().chain(UNITS) {
        hire(unit, "leader", None, boss());
        hire(unit, "handler", Some("leader"), Some(format!("{unit}.leader1")));
    }
    let office = std::iter::once(("office", "office.boss1".to_owned()));
    let departments: Vec<_> = office
        .chain(["service"].into_iter().chain(UNITS).map(|unit| (unit, format!("{unit}.leader1"))))
        .map(|(unit, manager)| json!({ "id": unit, "name": text(unit), "duty_manager": manager }))
        .collect();
    serde_json::from_value(json!({ "departments": departments, "people": people })).unwrap()
}

/// The calendar they work by.
pub(super) fn calendar(shape: &Shape) -> Calendar {
    let day = if shape.staff.hours { json!(["09:00-12:00", "13:30-18:00"]) } else { json!("all day") };
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let weekly: serde_json::Map<_, _> = days.into_iter().map(|name| (name.to_owned(), day.clone())).collect();
    let document = json!({ "id": "random", "version": 1, "zone": "Asia/Shanghai", "weekly": weekly });
    serde_json::from_value(document).unwrap()
}
