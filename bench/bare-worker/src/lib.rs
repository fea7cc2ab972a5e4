//! A Rust Worker that does nothing but answer: for each path a status, headers and a body that it
//! was given. What the broker takes longer than this is what the broker itself costs.

use serde_json::{Map, Value};
use std::cell::OnceCell;
use worker::{Context, Env, Headers, Request, Response, Result, event};

struct Answer {
    headers: Vec<(String, String)>,
    body: String,
}

thread_local! {
    /// The variable `ANSWERS`, read once: `{"/path": {"headers": {…}, "body": "…"}}`.
    static ANSWERS: OnceCell<Vec<(String, Answer)>> = const { OnceCell::new() };
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let url = request.inner().url();
    let path = url.find("://").and_then(|at| url[at + 3..].find('/').map(|slash| &url[at + 3 + slash..]));
    ANSWERS.with(|answers| {
        let answers = answers.get_or_init(|| read(&env));
        let Some((_, answer)) = answers.iter().find(|(known, _)| Some(known.as_str()) == path) else {
            return Response::error("not found", 404);
        };
        let headers = Headers::new();
        for (name, value) in &answer.headers {
            headers.append(name, value)?;
        }
        Ok(Response::from_bytes(answer.body.clone().into_bytes())?.with_headers(headers))
    })
}

fn read(env: &Env) -> Vec<(String, Answer)> {
    let text = env.var("ANSWERS").map(|text| text.to_string()).unwrap_or_default();
    let given: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers = |value: &Value| {
        let headers = value.as_object().into_iter().flatten();
        headers.map(|(name, value)| (name.clone(), text(value))).collect()
    };
    given
        .iter()
        .map(|(path, answer)| {
            (path.clone(), Answer { headers: headers(&answer["headers"]), body: text(&answer["body"]) })
        })
        .collect()
}
