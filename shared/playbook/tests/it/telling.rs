//! What the customer is told at a contact: by the policy of all, or as the stage itself says.

use contracts::StageKind;
use playbook::{Code, Env, Slice, Tell, load};

use crate::changing::{found_after, one};
use crate::file;

const P19: &str = "../../deploy/playbooks/p19-transfer-sheet.yaml";
const CONTACT: &str = "    kind: contact\n";

#[test]
fn a_stage_may_tell_something_else_than_every_contact_does() {
    let told = |text: &str| {
        let book = load(text).unwrap();
        let stage = book.playbook().stages.iter().find(|stage| stage.kind == StageKind::Contact).unwrap();
        match book.brief(&stage.key, &Env::default()).unwrap().slice {
            Slice::Notification(slice) => slice.contact.unwrap().tell,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(told(&file(P19)), [Tell::Flow, Tell::TimePerStep]);
    assert_eq!(told(&file(P19).replace(CONTACT, &format!("{CONTACT}    tell: [number]\n"))), [Tell::Number]);
}

#[test]
fn only_a_contact_tells() {
    let reply = "    kind: reply\n";
    let found = found_after(P19, reply, &format!("{reply}    tell: [number]\n"));
    let [(Code::Value, path)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(found, one(Code::Value, path));
    assert!(path.ends_with(".tell"), "{path}");
}
