//! How a customer is called back: the policy of all stages, and that of a single one in its place.

use playbook::{Code, Env, PersonNeed, Slice, load};

use crate::changing::{found_after, one};
use crate::{file, lines};

const P17: &str = "../../deploy/playbooks/p17-retail-mall.yaml";

///
#[test]
fn two_callbacks_of_one_playbook_may_differ() {
    let book = load(&file(P17)).unwrap_or_else(|findings| panic!("{}", lines(&findings)));
    let called = |stage: &str, major: bool| {
        let mut env = Env::default();
        env.facts.insert(contracts::facts::key::major(), major.into());
        let brief = book.brief(&stage.parse().unwrap(), &env).unwrap();
        let Slice::Notification(slice) = brief.slice else { panic!("{stage} is not notification's") };
        slice.callback.unwrap().person
    };
    assert_eq!(called("result", false), PersonNeed::Needed, "every finished case is asked");
    assert_eq!(called("visit_again", false), PersonNeed::NotNeeded);
    assert_eq!(called("visit_again", true), PersonNeed::Needed);
}

#[test]
fn the_policy_of_a_stage_is_checked_as_that_of_all() {
    let own = "    callback:\n      by: {role: agent}\n";
    let with = |line: &str| found_after(P17, own, &format!("{own}      {line}\n"));
    assert_eq!(with("channels: [phone]"), []);
    let found = with("channels: [pigeon]");
    assert_eq!(found.len(), 1);
    let at = found[0].1.trim_end_matches(".channels[0]").to_owned();
    assert_eq!(found, one(Code::UnknownReference, &format!("{at}.channels[0]")));
    assert_eq!(with("min: 3\n      max: 2"), one(Code::Value, &format!("{at}.max")));
    let unknown = one(Code::UnknownReference, &format!("{at}.by_category[0].category"));
    assert_eq!(with("by_category: [{category: weather}]"), unknown);
    let elsewhere = "  - key: archive\n    kind: archive\n";
    let found = found_after(P17, elsewhere, &format!("{elsewhere}{own}"));
    assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [Code::Value]);
    assert!(found[0].1.ends_with(".callback"), "{found:?}");
}
