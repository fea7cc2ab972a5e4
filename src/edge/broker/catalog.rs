//! Published configuration: from this isolate's memory, else KV, else the `Host` object.
//!
//! An isolate ignores a version older than one it has seen, since KV may answer from an older
//! copy. When KV fails, what the isolate remembers serves on; only a cold isolate then asks the
//! `Host` object.

use crate::admin::command::{HostAnswer, HostCommand, PublishedName};
use crate::admin::publication::{Published, parse_published, published_key};
use crate::edge::call;
use crate::edge::shell::Shell;
use crate::json::Json;
use crate::model::{Application, DomainSnapshot, Host, UnixTime};
use crate::ports::Unavailable;
use crate::table::Table;
use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

/// Longest wait for KV, milliseconds.
const KV_TIMEOUT_MILLISECONDS: u64 = 1_200;
/// Longest wait for a `Host` object, milliseconds: with KV's it stays below three seconds.
const HOST_TIMEOUT_MILLISECONDS: u64 = 1_500;
/// Most values one isolate remembers. A flood of made-up names must not fill its memory.
const REMEMBERED_MAX: usize = 2_000;

/// A remembered value.
pub struct Remembered<T> {
    value: Option<Rc<T>>,
    version: u64,
    read_at: UnixTime,
}

type Memory<T> = RefCell<Table<String, Remembered<T>>>;

thread_local! {
    /// Domains by KV key.
    pub static DOMAINS: Memory<DomainSnapshot> = const { RefCell::new(Table::new()) };
    /// Applications by KV key.
    pub static APPLICATIONS: Memory<Application> = const { RefCell::new(Table::new()) };
}

/// Reads one published value.
pub async fn read<T: Json + 'static>(
    memory: &'static LocalKey<Memory<T>>,
    shell: &Shell,
    host: &Host,
    name: PublishedName,
) -> Result<Option<Rc<T>>, Unavailable> {
    let (bindings, now) = (&shell.bindings, shell.now());
    let key = published_key(host, &name);
    let fresh = memory.with_borrow(|known| {
        let entry = known.get(&key)?;
        (!entry.read_at.plus(bindings.snapshot_seconds).is_over(now)).then(|| entry.value.clone())
    });
    if let Some(value) = fresh {
        return Ok(value);
    }
    shell.counts.add_kv();
    let answer = call::within(KV_TIMEOUT_MILLISECONDS, bindings.kv.read(&key)).await;
    match understood::<T>(answer) {
        Ok(Some(published)) => Ok(remember(memory, key, published, now)),
        Ok(None) => Ok(remember(memory, key, Published { version: 0, value: None }, now)),
        Err(cause) => {
            if let Some(value) = remembered(memory, &key) {
                return Ok(value);
            }
            let published = from_host_object(shell, host, name, &cause).await?;
            Ok(remember(memory, key, published, now))
        }
    }
}

fn understood<T: Json>(
    answer: Option<Result<Option<String>, String>>,
) -> Result<Option<Published<T>>, String> {
    match answer {
        None => Err("no answer in time".to_owned()),
        Some(Err(cause)) => Err(cause),
        Some(Ok(None)) => Ok(None),
        Some(Ok(Some(text))) => {
            parse_published(&text).map(Some).map_err(|bad| format!("a published value: {}", bad.as_str()))
        }
    }
}

fn remembered<T>(memory: &'static LocalKey<Memory<T>>, key: &str) -> Option<Option<Rc<T>>> {
    memory.with_borrow(|known| known.get(key).map(|entry| entry.value.clone()))
}

fn remember<T>(
    memory: &'static LocalKey<Memory<T>>,
    key: String,
    read: Published<T>,
    now: UnixTime,
) -> Option<Rc<T>> {
    memory.with_borrow_mut(|known| {
        if known.len() >= REMEMBERED_MAX {
            known.retain(|entry| entry.value.is_some());
        }
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        if let Some(entry) = known.get_mut(&key)
            && entry.version > read.version
        {
            entry.read_at = now;
            return entry.value.clone();
        }
        let value = read.value.map(Rc::new);
        known.insert(key, Remembered { value: value.clone(), version: read.version, read_at: now });
        value
    })
}

async fn from_host_object<T: Json>(
    shell: &Shell,
    host: &Host,
    name: PublishedName,
    kv_cause: &str,
) -> Result<Published<T>, Unavailable> {
    shell.counts.add_object();
    let bindings = &shell.bindings;
    let command = HostCommand::Read(name);
    let answer =
        call::object("host object", &bindings.host, host.as_str(), &command, HOST_TIMEOUT_MILLISECONDS)
            .await
            .and_then(|called| called.answer())
            .map_err(|failed| Unavailable { cause: format!("{}; KV: {kv_cause}", failed.cause), ..failed })?;
    match answer {
        HostAnswer::Published { text: Some(text) } => parse_published(&text).map_err(|bad| Unavailable {
            what: "host object",
            cause: format!("a kept value: {}", bad.as_str()),
        }),
        HostAnswer::Published { text: None } => Ok(Published { version: 0, value: None }),
        _ => Err(Unavailable { what: "host object", cause: "an answer that does not fit".to_owned() }),
    }
}
