//! What every shipped playbook says of itself, and that it can be written down again.

use std::path::Path;

use playbook::{Playbook, load};

fn shipped() -> Vec<(String, Playbook)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // Rule packs are attached to others, and are no playbooks.
        if text.lines().any(|line| line.starts_with("stages:")) {
            let compiled = load(&text).unwrap_or_else(|found| panic!("{name}: {}", crate::lines(&found)));
            found.push((name, compiled.playbook().clone()));
        }
    }
    assert!(found.len() > 20, "{}", found.len());
    found
}

/// every form, category, role and channel has its Chinese name and an English one beside it.
#[test]
fn every_form_category_and_role_has_its_chinese_name_beside_the_english_one() {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for (name, book) in shipped() {
        let forms = book.forms.iter().map(|form| (form.key.to_string(), &form.label));
        let categories = book.categories.iter().map(|one| (one.key.to_string(), &one.label));
        let roles = book.roles.iter().map(|(key, role)| (key.to_string(), &role.label));
        let stages = book.stages.iter().map(|stage| (stage.key.to_string(), &stage.label));
        for (key, label) in forms.chain(categories).chain(roles).chain(stages) {
            let has_letters = label.en.chars().any(|c| c.is_ascii_alphanumeric());
            assert!(has_letters && !chinese(&label.en), "{name}: {key} has no English name: {:?}", label.en);
            assert!(!label.zh.trim().is_empty(), "{name}: {key} has no Chinese name");
            // What is written in Latin letters in Chinese too, such as 8D, is the same in both.
            assert!(chinese(&label.zh) || label.zh == label.en, "{name}: {key}: {:?}", label.zh);
        }
    }
}

#[test]
fn a_playbook_is_written_down_and_read_back_as_the_same() {
    for (name, book) in shipped() {
        let text = playbook::write(&book).unwrap();
        let again = load(&text).unwrap_or_else(|found| panic!("{name}: {}", crate::lines(&found)));
        assert_eq!(*again.playbook(), book, "{name}");
    }
}
