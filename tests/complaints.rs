//! Everything that the API may say is wrong with a field is known in Danish.

#![allow(clippy::unwrap_used)]

use edge_eid::pages::texts::dashboard::complaints::in_danish;
use std::fs;

/// Calls that say what is wrong, or what is allowed.
const CALLS: [&str; 9] = [
    "InvalidName(",
    "number(",
    ".refuse(",
    ".demand(",
    "refuse_if_set(",
    "word(",
    "field(",
    "Err(",
    "ok_or(",
];
/// Files whose complaints are about no form: style sheets and markup are told with line and column, backups and
/// lists have no form.
const OTHERS: [&str; 6] =
    ["style_sheet.rs", "style_markup.rs", "backup_export.rs", "backup_import.rs", "audit.rs", "consents.rs"];
/// What no form can cause.
const NEVER: [&str; 1] = ["limit and after are the parameters of a list"];

/// The texts between a call's parentheses that are sentences.
fn sentences(after: &str) -> Vec<String> {
    let (mut found, mut depth, mut text, mut chars) = (Vec::new(), 1, None::<String>, after.chars());
    while let Some(c) = chars.next() {
        match (&mut text, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(said), '"') => {
                found.extend(Some(said.clone()).filter(|said| said.contains(' ')));
                text = None;
            }
            (Some(said), c) => said.push(c),
            (None, '"') => text = Some(String::new()),
            (None, '(') => depth += 1,
            (None, ')') if depth == 1 => break,
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    found
}

#[test]
fn every_complaint_about_a_field_is_known_in_danish() {
    let mut told = Vec::new();
    for folder in ["src/admin", "src/model"] {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            if !name.ends_with(".rs") || OTHERS.contains(&name.as_str()) {
                continue;
            }
            let source = fs::read_to_string(&file).unwrap();
            let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
            for call in CALLS {
                // Of `Err` and `ok_or` only a key set's are about a field.
                if matches!(call, "Err(" | "ok_or(") && name != "client_keys.rs" {
                    continue;
                }
                let after = source.split(call).skip(1).flat_map(sentences);
                told.extend(after.map(|said| (name.clone(), said)));
            }
        }
    }
    told.retain(|(_, said)| !said.contains('{') && !NEVER.contains(&said.as_str()));
    assert!(told.len() > 60, "{}", told.len());
    let missing: Vec<_> = told.iter().filter(|(_, said)| in_danish(said).is_none()).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
