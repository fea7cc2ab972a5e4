//! The rules of the house that the compiler does not hold: read from the source itself.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Longest file of `src/` without its tests; most are far below.
const CODE_LINES_MAX: usize = 500;

/// A file of `src/` or `tests/`: its path below the root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Lines of code with their numbers: no comments, and nothing after the in-file tests begin.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text[..self.end_of_code()].lines().enumerate();
        lines.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(at, line)| (at + 1, line))
    }

    fn end_of_code(&self) -> usize {
        self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len())
    }

    fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.ends_with("/tests.rs")
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let short = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            found.push(Source { path: short, text: fs::read_to_string(&path).unwrap() });
        }
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    assert!(found.len() > 5, "the sources were not found");
    found
}

/// Fails with every line of `src/` that holds one of the words, outside the files that may.
fn nobody_says(words: &[&str], may: impl Fn(&Source) -> bool) {
    let mut said = Vec::new();
    for source in sources("src").iter().filter(|source| !may(source)) {
        for (at, line) in source.code() {
            if words.iter().any(|word| line.contains(word)) {
                said.push(format!("{}:{at}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n"));
}

fn below<'a>(folders: &'a [&str]) -> impl Fn(&Source) -> bool + 'a {
    |source| folders.iter().any(|folder| source.path.starts_with(folder))
}

#[test]
fn only_the_shell_names_the_worker_crate() {
    nobody_says(
        &["worker::", "use worker", "extern crate worker", "wasm_bindgen", "js_sys", "web_sys"],
        below(&["src/edge/"]),
    );
}

#[test]
fn the_protocol_depends_on_no_login_store_page_or_route() {
    let forbidden = [
        "crate::login",
        "crate::admin",
        "crate::pages",
        "crate::ports",
        "crate::routes",
        "crate::edge",
        "crate::simulator",
    ];
    nobody_says(&forbidden, |source| !source.path.starts_with("src/oauth/"));
}

#[test]
fn the_model_and_the_pages_reach_for_nothing_outside() {
    let outside = ["crate::ports", "crate::login", "crate::admin", "crate::routes", "crate::edge"];
    nobody_says(&outside, |source| {
        !source.path.starts_with("src/model/") && !source.path.starts_with("src/pages/")
    });
    nobody_says(&["crate::web", "crate::model"], |source| !source.path.starts_with("src/pages/"));
}

#[test]
fn a_login_knows_no_admin_and_the_admin_no_login() {
    nobody_says(&["crate::admin"], |source| {
        !source.path.starts_with("src/login/") && !source.path.starts_with("src/eid/")
    });
    nobody_says(&["crate::routes", "crate::edge"], below(&["src/edge/", "src/lib.rs"]));
}

#[test]
fn nothing_is_left_to_be_done() {
    for folder in ["src", "tests"] {
        for source in sources(folder).iter().filter(|source| source.path != "tests/house.rs") {
            for word in ["todo!(", "unimplemented!(", "#[ignore", "TODO", "FIXME"] {
                assert!(!source.text.contains(word), "{} holds {word}", source.path);
            }
        }
    }
}

#[test]
fn nothing_panics_on_purpose_outside_tests() {
    nobody_says(
        &[".unwrap()", ".unwrap_err()", "panic!(", "unreachable!(", "assert!(", "dbg!("],
        Source::is_test,
    );
}

#[test]
fn an_expectation_says_why_it_holds() {
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        for (at, line) in source.code().filter(|(_, line)| line.contains(".expect(\"")) {
            let reason =
                line.split(".expect(\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
            assert!(reason.split(' ').count() > 3, "{}:{at}: {}", source.path, line.trim());
        }
    }
}

#[test]
fn nothing_is_unsafe() {
    nobody_says(&["unsafe {", "unsafe fn", "unsafe impl"], |_| false);
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn time_and_randomness_come_from_outside() {
    nobody_says(
        &["SystemTime::now", "Instant::now", "Date::now", "getrandom", "thread_rng"],
        below(&["src/edge/"]),
    );
}

#[test]
fn forwarded_headers_are_read_nowhere() {
    let lower = |source: &Source| {
        source.code().any(|(_, line)| {
            line.to_lowercase().contains("\"x-forwarded") || line.to_lowercase().contains("\"forwarded\"")
        })
    };
    let readers: Vec<String> = sources("src").into_iter().filter(lower).map(|source| source.path).collect();
    assert!(readers.is_empty(), "{readers:?}");
}

#[test]
fn pages_hold_no_inline_style_or_script() {
    let inline = ["style=", "style {", "script {", "onclick", "onload", "onsubmit", "javascript:"];
    nobody_says(&inline, |source| source.is_test() || !source.path.starts_with("src/pages/"));
    // Two places write HTML as it is: what was compiled from a list of harmless elements, and our own
    // guides, with the reader's values escaped in them.
    let may = ["src/pages/layout.rs", "src/pages/dashboard/docs.rs"];
    nobody_says(&["PreEscaped"], |source| may.contains(&source.path.as_str()));
}

#[test]
fn only_the_callback_that_was_checked_redirects_to_an_application() {
    // Who may build a redirect at all; each is an address of ours, of a setting, or of a ReturnTo.
    let may = [
        "src/web.rs",
        "src/login/return_to.rs",
        "src/login/begin.rs",
        "src/login/cross.rs",
        "src/login/cpr.rs",
        "src/login/level.rs",
        // Registered for logouts, checked by its own constructor; and our own endpoint once more.
        "src/login/after_logout.rs",
        "src/login/logout.rs",
        // An application of its own, on a host of its own.
        "src/dashboard/",
        "src/simulator/",
    ];
    nobody_says(&["see_other("], below(&may));
    nobody_says(&["\"location\""], below(&["src/web.rs", "src/edge/", "src/simulator/", "src/admin/"]));
}

#[test]
fn every_module_says_what_it_is() {
    for source in sources("src").iter().chain(&sources("tests")) {
        assert!(source.text.starts_with("//! "), "{} has no opening paragraph", source.path);
    }
}

#[test]
fn files_stay_readable() {
    for source in sources("src") {
        let lines = source.text[..source.end_of_code()].lines().count();
        assert!(lines <= CODE_LINES_MAX || source.is_test(), "{} has {lines} lines of code", source.path);
    }
}

#[test]
fn the_conformance_tables_name_tests_that_exist() {
    let paper = fs::read_to_string(root().join("CONFORMANCE.md")).unwrap();
    let named: Vec<_> =
        paper.split('`').skip(1).step_by(2).filter_map(|text| text.split_once("::")).collect();
    assert!(named.len() > 200, "{} tests are named", named.len());
    for (file, name) in named.into_iter().filter(|(file, _)| file.contains('.')) {
        let folder = if file.starts_with("src/") { "" } else { "tests" };
        let path = root().join(folder).join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("there is no {file}"));
        let spellings = if file.ends_with(".rs") {
            vec![format!("fn {name}(")]
        } else {
            vec![format!("test(\"{name}\","), format!("test(`{name}`,")]
        };
        assert!(spellings.iter().any(|spelling| text.contains(spelling)), "{file} has no test {name}");
    }
}

/// How many situations the move from NemID to MitID brings.
const CASES: u32 = 27;

#[test]
fn every_case_of_side_by_side_has_its_tests_in_one_table_and_every_test_of_one_its_place_there() {
    let paper = fs::read_to_string(root().join("CONFORMANCE.md")).unwrap();
    for number in 1..=CASES {
        let row = paper.lines().find(|line| line.starts_with(&format!("| {number} | ")));
        let row = row.unwrap_or_else(|| panic!("case {number} has no row"));
        assert!(row.contains(&format!("::case_{number}_")), "case {number} has no test of its number");
    }
    for source in sources("tests") {
        let file = source.path.trim_start_matches("tests/");
        for name in source.text.split("\nfn case_").skip(1).filter_map(|rest| rest.split('(').next()) {
            assert!(paper.contains(&format!("`{file}::case_{name}`")), "{file}::case_{name} has no row");
        }
    }
}

#[test]
fn each_row_of_the_conformance_tables_has_its_test_and_each_test_of_a_plan_its_row() {
    let paper = fs::read_to_string(root().join("CONFORMANCE.md")).unwrap();
    let lines: Vec<&str> = paper.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair[0].starts_with("| ") && !pair[1].starts_with("|--")) {
        assert!(pair[0].contains("::") || pair[0].contains("Not applicable"), "{}", pair[0]);
    }
    for file in ["certification.rs", "rfc_9700.rs", "fapi2.rs", "logout.rs"] {
        let text = fs::read_to_string(root().join("tests").join(file)).unwrap();
        let names = text.split("\nfn ").skip(1).filter_map(|rest| rest.split('(').next());
        let of_a_plan = |name: &&str| ["oidcc_", "rfc_9700_", "fapi2_"].iter().any(|of| name.starts_with(of));
        for name in names.filter(of_a_plan) {
            assert!(paper.contains(&format!("`{file}::{name}`")), "{file}::{name} has no row");
        }
    }
}

/// Our pages move only for who has not asked for rest (WCAG 2.2, 2.3.3).
#[test]
fn nothing_moves_for_who_wants_no_motion() {
    let sheet = fs::read_to_string(root().join("static/assets/broker.css")).unwrap();
    let (still, moving) = sheet.split_once("@media (prefers-reduced-motion: no-preference) {").unwrap();
    let (moving, after) = moving.split_once("\n}").unwrap();
    let moves = |text: &str| ["transition", "animation", "@keyframes"].iter().any(|it| text.contains(it));
    assert!(moves(moving), "what is looked for is there");
    assert!(!moves(still) && !moves(after));
    let lock = fs::read_to_string(root().join("static/assets/lock.css")).unwrap();
    for line in lock.lines().filter(|line| line.contains(" transition:") || line.contains(" animation:")) {
        assert!(!line.contains("transition:") || line.contains(" transition: initial"), "{line}");
        assert!(!line.contains("animation:") || line.contains(" animation: initial"), "{line}");
    }
}
