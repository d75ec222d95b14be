//! Teams whose members leave: each place is filled by one, however it was written down.

use contracts::SubjectRef;
use serde_json::{Value, json};

use crate::world::{World, administrator, organisation};

fn put(world: &mut World, departments: Value, people: Value) {
    let body = json!({ "departments": departments, "people": people });
    world.command(SubjectRef::directory(&organisation()), "directory.put", body, administrator()).unwrap();
}

fn somebody(id: &str, department: &str, role: &str, active: bool) -> Value {
    json!({ "id": id, "name": id, "department": department, "roles": [role], "active": active })
}

/// A major matter whose team is the head of marketing, that of quality, the factory director and two sales people.
fn called() -> World {
    let path = format!(
        "{}/../../deploy/playbooks/scenarios/people/teams-rehearsal.yaml",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut world = World::with(&std::fs::read_to_string(path).unwrap(), "2025-03-03T01:00:00Z");
    let unit = |id: &str| json!({ "id": id, "name": { "zh": id, "en": id } });
    let people = json!([
        somebody("tan", "marketing", "general", true),
        somebody("xiao", "marketing", "sales", true),
        somebody("yang", "marketing", "sales", true),
        somebody("li", "quality", "quality_head", true),
        somebody("jian", "quality", "checker", true),
        somebody("he", "production", "factory_director", true),
    ]);
    put(&mut world, json!([unit("marketing"), unit("quality"), unit("production")]), people);
    world.register(|said| said.category = Some("parts".parse().unwrap()));
    world.fact("major", true);
    assert_eq!(members(&world), ["he", "xiao", "yang"]);
    world
}

fn members(world: &World) -> Vec<&str> {
    world.case().teams["task_force"].members.iter().map(|member| member.as_str()).collect()
}

/// Xiao leaves, and two come who could take the place; then the case is looked at.
fn xiao_leaves(world: &mut World) {
    let people = json!([
        somebody("xiao", "marketing", "sales", false),
        somebody("bian", "marketing", "sales", true),
        somebody("qiu", "marketing", "sales", true),
    ]);
    put(world, json!([]), people);
    world.fact("press", true);
}

#[test]
fn one_who_leaves_is_followed_by_one() {
    let mut world = called();
    xiao_leaves(&mut world);
    assert_eq!(members(&world), ["he", "yang", "bian"]);
}

/// A team from before places were written down has exactly those that its members fill.
#[test]
fn a_team_without_written_places_has_one_for_each_member() {
    let mut world = called();
    world.rewrite(|case| {
        case["teams"]["task_force"].as_object_mut().unwrap().remove("places").unwrap();
    });
    xiao_leaves(&mut world);
    assert_eq!(members(&world), ["he", "yang", "bian"]);
    // The only one of a role is followed by one too, though two could.
    let people = json!([
        somebody("he", "production", "factory_director", false),
        somebody("fan", "production", "factory_director", true),
        somebody("gu", "production", "factory_director", true),
    ]);
    world.rewrite(|case| {
        case["teams"]["task_force"].as_object_mut().unwrap().remove("places").unwrap();
    });
    put(&mut world, json!([]), people);
    world.fact("press", true);
    assert_eq!(members(&world), ["yang", "bian", "fan"]);
}

/// Places that were written down twice are one.
#[test]
fn a_place_that_was_written_down_twice_is_filled_once() {
    let mut world = called();
    world.rewrite(|case| {
        let places = case["teams"]["task_force"]["places"].as_array_mut().unwrap();
        places.extend(places.clone());
    });
    xiao_leaves(&mut world);
    assert_eq!(members(&world), ["he", "yang", "bian"]);
    assert_eq!(world.case().teams["task_force"].places.len(), 3);
}
