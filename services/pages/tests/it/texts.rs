//! Every text that people read comes from the tables of words: read from the sources of the views, so that no place is
//! forgotten.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Attributes whose values are read out or shown.
const SPOKEN: &[&str] = &["title", "placeholder", "alt", "label"];
/// Letters that are no words: units and marks.
const MARKS: &[&str] = &["kB"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The texts in the markup of one file.
#[derive(Default)]
struct Texts(Vec<String>);

impl<'ast> Visit<'ast> for Texts {
    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        if found.path.is_ident("html") {
            self.markup(found.tokens.clone());
        }
        visit::visit_macro(self, found);
    }
}

impl Texts {
    /// Elements and texts; what stands in parentheses, or between `@` and its braces, is Rust.
    fn markup(&mut self, tokens: TokenStream) {
        let (mut in_rust, mut attribute, mut named) = (false, false, String::new());
        for token in tokens {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '@' => in_rust = true,
                TokenTree::Punct(mark) if mark.as_char() == ';' => (in_rust, attribute) = (false, false),
                TokenTree::Punct(mark) => attribute = matches!(mark.as_char(), '=' | '#' | '.'),
                TokenTree::Ident(name) => (named, attribute) = (name.to_string(), false),
                TokenTree::Group(group) => {
                    self.group(&group, attribute && !in_rust, &named);
                    if group.delimiter() == Delimiter::Brace {
                        in_rust = false;
                    }
                    attribute = false;
                }
                TokenTree::Literal(text) => {
                    if !in_rust && (!attribute || SPOKEN.contains(&named.as_str())) {
                        self.note(&text.to_string());
                    }
                    attribute = false;
                }
            }
        }
    }

    fn group(&mut self, group: &Group, attribute: bool, named: &str) {
        match (group.delimiter(), attribute) {
            (Delimiter::Brace, false) => self.markup(group.stream()),
            (Delimiter::Brace, true) if SPOKEN.contains(&named) => self.markup(group.stream()),
            _ => {}
        }
    }

    fn note(&mut self, literal: &str) {
        let text = literal.trim_matches('"').trim();
        if text.chars().any(char::is_alphabetic) && !MARKS.contains(&text) {
            self.0.push(text.to_owned());
        }
    }
}

#[test]
fn no_view_has_a_text_of_its_own() {
    let mut views = 0;
    for path in sources(&own()) {
        let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut texts = Texts::default();
        texts.visit_file(&file);
        assert!(texts.0.is_empty(), "{} has texts of its own: {:?}", path.display(), texts.0);
        views += 1;
    }
    assert!(views > 20, "{views}");
}

#[test]
fn a_text_in_markup_is_found() {
    let file: syn::File = syn::parse_str(
        r#"fn f() { html! { p.a title="Hello" { "World" (say(x, "not this")) @if a == "nor this" { "·" } } a href={ (base) "/nor/this" } {} } }"#,
    )
    .unwrap();
    let mut texts = Texts::default();
    texts.visit_file(&file);
    assert_eq!(texts.0, ["Hello", "World"]);
}

#[test]
fn no_word_is_left_over() {
    let mut text = String::new();
    let console = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gateway/src");
    let words = own().join("words");
    for path in sources(&own()).into_iter().chain(sources(&console)).filter(|path| !path.starts_with(&words))
    {
        text.push_str(&std::fs::read_to_string(path).unwrap());
    }
    // The words of the other tables are found by the keys of events, outcomes, tasks and remedies.
    for (table, words) in pages::words::TABLES.iter().filter(|(name, _)| {
        ["after", "approvals", "figures", "ledger", "shell", "portal", "work"].contains(name)
    }) {
        for (name, _) in *words {
            let used = |word: char| word.is_ascii_alphanumeric() || word == '_';
            let found = text.split(&format!("::{name}")).skip(1).any(|rest| !rest.starts_with(used));
            assert!(found, "{table}::{name} is on no page");
        }
    }
}
