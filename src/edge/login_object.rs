//! The Durable Object of one login: loads its state, runs the pure transition, stores the result.
//!
//! One row. Its table is created by the first write, so looking at a login that does not exist
//! writes nothing. Everything is decided before the first write, since rows written before an
//! error stay written.

use super::call::ROWS_HEADER;
use super::shell::now;
use crate::login::state::{Event, Login, advance};
use crate::model::UnixTime;
use worker::{
    DurableObject, Env, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object,
};

/// How soon a clean-up is tried again when the login still lives, milliseconds at least.
const ALARM_MARGIN_MILLISECONDS: i64 = 1_000;

/// `Login`, named `tenant/ENVIRONMENT/attempt`.
#[durable_object(alarm)]
pub struct LoginObject {
    state: State,
}

impl DurableObject for LoginObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok((event, now)) = crate::json::read::<(Event, UnixTime)>(&request.text().await?) else {
            return Response::error("not a login event", 400);
        };
        let sql = self.state.storage().sql();
        let login = match load(&sql)? {
            Loaded::Nothing => None,
            Loaded::Login(login) => Some(login),
            Loaded::Unreadable => return Response::error("the stored login has another shape", 500),
        };
        let is_born = login.is_none();
        let step = advance(login, event, now);
        let mut rows_written = 0;
        if let Some(next) = &step.next {
            rows_written = store(&sql, next, is_born)?;
            if is_born {
                self.state.storage().set_alarm(alarm_at(next)).await?;
            }
        }
        let response = Response::from_json(&step.answer)?;
        response.headers().set(ROWS_HEADER, &rows_written.to_string())?;
        Ok(response)
    }

    /// Deletes the object once everything of the login is over; else waits on.
    async fn alarm(&self) -> Result<Response> {
        let storage = self.state.storage();
        match load(&storage.sql())? {
            Loaded::Login(login) if !login.forgotten_at().is_over(now()) => {
                storage.set_alarm(alarm_at(&login)).await?
            }
            _ => storage.delete_all().await?,
        }
        Response::empty()
    }
}

fn alarm_at(login: &Login) -> worker::ScheduledTime {
    let milliseconds =
        i64::try_from(login.forgotten_at().0).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000);
    worker::ScheduledTime::new(js_sys::Date::new(&((milliseconds + ALARM_MARGIN_MILLISECONDS) as f64).into()))
}

enum Loaded {
    Nothing,
    Login(Login),
    Unreadable,
}

fn load(sql: &SqlStorage) -> Result<Loaded> {
    let exists = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'login'";
    if first_text(sql, exists)?.is_none() {
        return Ok(Loaded::Nothing);
    }
    Ok(match first_text(sql, "SELECT login FROM login")? {
        None => Loaded::Nothing,
        Some(login) => crate::json::read(&login).map_or(Loaded::Unreadable, Loaded::Login),
    })
}

/// The first column of the first row, where it is a text.
fn first_text(sql: &SqlStorage, query: &str) -> Result<Option<String>> {
    let row = sql.exec(query, None)?.raw().next().transpose()?;
    Ok(match row.and_then(|columns| columns.into_iter().next()) {
        Some(SqlStorageValue::String(text)) => Some(text),
        _ => None,
    })
}

fn store(sql: &SqlStorage, login: &Login, is_born: bool) -> Result<usize> {
    let text = serde_json::to_string(login)?;
    let mut rows = 0;
    if is_born {
        rows += sql
            .exec("CREATE TABLE login (id INTEGER PRIMARY KEY CHECK (id = 1), login TEXT NOT NULL)", None)?
            .rows_written();
    }
    rows += sql
        .exec(
            "INSERT INTO login (id, login) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET login = excluded.login",
            vec![text.into()],
        )?
        .rows_written();
    Ok(rows)
}
