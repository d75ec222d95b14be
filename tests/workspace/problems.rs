//! Every refusal that is about somebody's input, or their right to it, names the field and what was expected: read
//! from the sources, so that no place is forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use contracts::ProblemCode;
use contracts::problem::Names;
use syn::visit::{self, Visit};

/// Where a code is handed on by a function whose callers are looked at instead, or are few and about outages.
const HANDED_ON: &[&str] = &["services/gateway/src/problem.rs", "shared/runtime/src/shell/arrival.rs"];

/// The code of a problem that is made, if the expression makes one: none when it is a variable.
enum Made {
    Of(ProblemCode),
    OfAnyCode,
}

fn made(expression: &syn::Expr) -> Option<Made> {
    let syn::Expr::Call(call) = expression else { return None };
    let syn::Expr::Path(function) = &*call.func else { return None };
    let names: Vec<_> = function.path.segments.iter().map(|part| part.ident.to_string()).collect();
    let [.., kind, constructor] = names.as_slice() else { return None };
    if constructor != "new" || !matches!(kind.as_str(), "Problem" | "Refusal") {
        return None;
    }
    let Some(syn::Expr::Path(code)) = call.args.first() else { return Some(Made::OfAnyCode) };
    let parts: Vec<_> = code.path.segments.iter().map(|part| part.ident.to_string()).collect();
    let [.., kind, variant] = parts.as_slice() else { return Some(Made::OfAnyCode) };
    if kind != "ProblemCode" {
        return Some(Made::OfAnyCode);
    }
    let known = ProblemCode::ALL.iter().find(|code| format!("{code:?}") == *variant);
    Some(Made::Of(*known.unwrap_or_else(|| panic!("there is no code {variant}"))))
}

/// The beginning of a chain of calls, and the names of its methods.
fn chain(expression: &syn::Expr) -> (&syn::Expr, BTreeSet<String>) {
    let syn::Expr::MethodCall(call) = expression else { return (expression, BTreeSet::new()) };
    let (root, mut methods) = chain(&call.receiver);
    methods.insert(call.method.to_string());
    (root, methods)
}

/// The methods that are called on a variable.
struct CalledOn<'a> {
    variable: &'a syn::Ident,
    methods: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for CalledOn<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let (root, mut methods) = chain(&call.receiver);
        methods.insert(call.method.to_string());
        if matches!(root, syn::Expr::Path(path) if path.path.is_ident(self.variable)) {
            self.methods.extend(methods);
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// Goes through a file and notes what is made without its field or what was expected.
#[derive(Default)]
struct Problems {
    function: String,
    made: usize,
    lacking: Vec<String>,
}

impl Problems {
    fn note(&mut self, made: &Made, methods: &BTreeSet<String>) {
        self.made += 1;
        let (code, must) = match made {
            Made::Of(code) => (code.to_string(), code.names() == Names::Field),
            Made::OfAnyCode => ("some code".to_owned(), true),
        };
        let lacks: Vec<_> = ["at", "expected"].into_iter().filter(|name| !methods.contains(*name)).collect();
        if must && !lacks.is_empty() {
            self.lacking.push(format!("fn {}: {code} without .{}(…)", self.function, lacks.join("(…) .")));
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        list.path.is_ident("cfg") && list.tokens.to_string().contains("test")
    })
}

impl<'ast> Visit<'ast> for Problems {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function = function.sig.ident.to_string();
        visit::visit_item_fn(self, function);
    }
    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function = function.sig.ident.to_string();
        visit::visit_impl_item_fn(self, function);
    }
    /// `let problem = Problem::new(…); … problem.at(…)`: what is done with the variable later counts too.
    fn visit_block(&mut self, block: &'ast syn::Block) {
        for (at, statement) in block.stmts.iter().enumerate() {
            let kept = match statement {
                syn::Stmt::Local(syn::Local { pat: syn::Pat::Ident(name), init: Some(init), .. }) => {
                    let (root, methods) = chain(&init.expr);
                    made(root).map(|made| (name, made, methods))
                }
                _ => None,
            };
            let Some((name, made, mut methods)) = kept else {
                self.visit_stmt(statement);
                continue;
            };
            let mut called = CalledOn { variable: &name.ident, methods: BTreeSet::new() };
            block.stmts[at + 1..].iter().for_each(|later| called.visit_stmt(later));
            methods.extend(called.methods);
            self.note(&made, &methods);
        }
    }
    fn visit_expr(&mut self, expression: &'ast syn::Expr) {
        let (root, methods) = chain(expression);
        match made(root) {
            Some(made) => self.note(&made, &methods),
            None => visit::visit_expr(self, expression),
        }
    }
}

fn problems_of(text: &str) -> Problems {
    let mut found = Problems::default();
    found.visit_file(&syn::parse_file(text).unwrap());
    found
}

#[test]
fn every_place_that_refuses_names_the_field_and_what_was_expected() {
    let (mut made, mut lacking) = (0, Vec::new());
    for group in ["shared", "services"] {
        for path in crate::files(&crate::root().join(group), "rs") {
            let shown = path.strip_prefix(crate::root()).unwrap().to_string_lossy().into_owned();
            let is_code = !shown.contains("/tests/") && !shown.ends_with("tests.rs");
            if !is_code || HANDED_ON.iter().any(|place| Path::new(place) == Path::new(&shown)) {
                continue;
            }
            let found = problems_of(&std::fs::read_to_string(&path).unwrap());
            made += found.made;
            lacking.extend(found.lacking.into_iter().map(|what| format!("{shown}, {what}")));
        }
    }
    assert!(made > 200, "only {made} problems were found: the sources are not read as they are written");
    assert!(lacking.is_empty(), "{} refusals say too little:\n{}", lacking.len(), lacking.join("\n"));
}

#[test]
fn what_says_too_little_is_noticed() {
    let whole =
        "fn f() { let p = Problem::new(ProblemCode::StaleEpoch, d).at(x); return Err(p.expected(y)); }
        fn g() -> Problem { Problem::new(ProblemCode::Internal, d) }
        fn h() { make(|| Problem::new(code, d).at(x).expected(y).into()) }";
    assert_eq!(problems_of(whole).lacking, Vec::<String>::new());
    let lacking = "fn f() { let p = Problem::new(ProblemCode::StaleEpoch, d).at(x); return Err(p); }
        fn g() -> Problem { Problem::new(ProblemCode::VisitLeft, d).expected(y) }
        fn h() { make(|| Refusal::new(code, d)) }";
    assert_eq!(
        problems_of(lacking).lacking,
        [
            "fn f: stale-epoch without .expected(…)",
            "fn g: visit-left without .at(…)",
            "fn h: some code without .at(…) .expected(…)",
        ]
    );
}
