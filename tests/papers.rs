//! The papers for customers in `docs/`: what a small renderer can show, links that lead somewhere, and
//! no value of a reader that is not known.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

/// Values of the reader's own tenant, which stand in code only.
const VALUES: [&str; 5] = ["domain", "mitid_domain", "client_id", "callback", "tenant"];
/// All there are, as they refer to each other.
const PAPERS: [&str; 6] = [
    "cut-over.md",
    "get-ready-for-mitid.md",
    "metadata.md",
    "mitid-ux-requirements.md",
    "side-by-side.md",
    "validate-signatures-through-a-rollover.md",
];

fn papers() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut found: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// The lines of a paper, each with whether it is within a fence.
fn lines(text: &str) -> impl Iterator<Item = (usize, bool, &str)> {
    let mut fenced = false;
    text.lines().enumerate().map(move |(at, line)| {
        let is_fence = line.starts_with("```");
        fenced ^= is_fence;
        (at + 1, fenced || is_fence, line)
    })
}

/// What of a line is not inline code.
fn outside_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_papers_are_those_that_are_promised_each_with_one_title() {
    let papers = papers();
    assert_eq!(papers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), PAPERS);
    for (name, text) in papers {
        let titles = lines(&text).filter(|(_, code, line)| !code && line.starts_with("# ")).count();
        assert!(titles == 1 && text.starts_with("# "), "{name}");
        assert_eq!(text.lines().filter(|line| line.starts_with("```")).count() % 2, 0, "{name}");
    }
}

#[test]
fn values_of_the_reader_are_known_and_stand_in_code() {
    let mut used = Vec::new();
    for (name, text) in papers() {
        for (at, code, line) in lines(&text) {
            assert!(code || !outside_code(line).contains("{{"), "{name}:{at}: a value outside code");
            for part in line.split("{{").skip(1) {
                let value = part.split("}}").next().unwrap();
                assert!(VALUES.contains(&value), "{name}:{at}: {value}");
                used.push(value.to_owned());
            }
        }
    }
    assert!(VALUES.iter().all(|value| used.iter().any(|it| it == value)));
}

#[test]
fn links_lead_to_another_paper_or_by_https() {
    for (name, text) in papers() {
        for (at, _, line) in lines(&text).filter(|(_, code, _)| !code) {
            for part in outside_code(line).split("](").skip(1) {
                let to = part.split(')').next().unwrap();
                let leads = PAPERS.contains(&to) || to.starts_with("https://");
                assert!(leads && to != name, "{name}:{at}: {to}");
            }
        }
    }
}

#[test]
fn only_what_a_small_renderer_knows_is_written() {
    for (name, text) in papers() {
        let mut before = "";
        for (at, code, line) in lines(&text) {
            let said = outside_code(line);
            let marks = ["**", "__", "![", "<", "](#", "~~", "\t"];
            let is_known = code
                || !(marks.iter().any(|mark| said.contains(mark))
                    || line.starts_with([' ', '>', '*', '+', '='])
                    || line.starts_with("#### ")
                    || said.split(['*', '_']).count() > 1);
            assert!(is_known, "{name}:{at}: {line}");
            assert!(code || line.matches('`').count() % 2 == 0, "{name}:{at}: code that does not end");
            // A table begins after an empty line, and each of its rows has as many cells.
            if !code && line.starts_with('|') && before.starts_with('|') {
                assert_eq!(line.matches('|').count(), before.matches('|').count(), "{name}:{at}");
            }
            before = if code { "" } else { line };
        }
    }
}
