//! Published configuration: from this isolate's memory, else KV, else the `Host` object. Here they
//! are asked; [`crate::catalog`] decides when.

use crate::admin::command::{HostAnswer, HostCommand, PublishedName};
use crate::admin::publication::{Publishable, Published, Unreadable, parse_published, published_key};
use crate::catalog::{Health, Memory, Next};
use crate::edge::call;
use crate::edge::shell::{self, Shell};
use crate::model::{Application, DomainSnapshot, Host};
use crate::ports::{Log, LogEvent, Unavailable};
use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

/// Longest wait for KV, milliseconds.
const KV_TIMEOUT_MILLISECONDS: u64 = 1_000;
/// Longest wait for a `Host` object, milliseconds.
pub const HOST_TIMEOUT_MILLISECONDS: u64 = 1_200;
/// Longest that one request waits for configuration altogether, milliseconds: who gets none is told
/// within three seconds.
const WAIT_MAX_MILLISECONDS: u64 = 2_400;

thread_local! {
    /// Domains by KV key.
    pub static DOMAINS: RefCell<Memory<DomainSnapshot>> = const { RefCell::new(Memory::EMPTY) };
    /// Applications by KV key.
    pub static APPLICATIONS: RefCell<Memory<Application>> = const { RefCell::new(Memory::EMPTY) };
    static KV: RefCell<Health> = const { RefCell::new(Health::GOOD) };
}

type Store<T> = &'static LocalKey<RefCell<Memory<T>>>;

/// What is asked for.
struct Wanted {
    host: Host,
    name: PublishedName,
    /// In KV.
    key: String,
}

/// Takes in the text that was found, or that there is none; refuses one that must not be believed.
type Take<'a> = dyn Fn(Option<&str>) -> Result<(), Unreadable> + 'a;

/// Reads one published value.
pub async fn read<T: Publishable + 'static>(
    memory: Store<T>,
    shell: &Shell,
    host: &Host,
    name: PublishedName,
) -> Result<Option<Rc<T>>, Unavailable> {
    let wanted = Wanted { key: published_key(host, &name), host: host.clone(), name };
    let seconds = shell.bindings.snapshot_seconds;
    match memory.with_borrow_mut(|known| known.look(&wanted.key, seconds, shell.now())) {
        Next::Answer(value) => Ok(value),
        Next::AnswerThenAsk(value) => {
            let behind = shell.behind();
            shell.afterwards(async move {
                // Whatever went wrong is in the log and in the memory.
                let _ = learn(memory, &behind, &wanted).await;
            });
            Ok(value)
        }
        Next::Ask => learn(memory, shell, &wanted).await,
    }
}

/// Asks for a value; if nobody answers, what is known counts.
async fn learn<T: Publishable>(
    memory: Store<T>,
    shell: &Shell,
    wanted: &Wanted,
) -> Result<Option<Rc<T>>, Unavailable> {
    let learned = RefCell::new(None);
    let take = |text: Option<&str>| {
        let read = match text {
            Some(text) => parse_published(&wanted.key, text)?,
            None => Published { version: 0, value: None },
        };
        *learned.borrow_mut() = memory.with_borrow_mut(|known| known.learn(&wanted.key, read, shell.now()));
        Ok(())
    };
    match ask(shell, wanted, &take).await {
        Ok(()) => Ok(learned.take()),
        Err(unavailable) => {
            memory.with_borrow_mut(|known| known.fail(&wanted.key, shell::now())).ok_or(unavailable)
        }
    }
}

/// KV; where it fails, or its value is not to be believed, the object of the host.
async fn ask(shell: &Shell, wanted: &Wanted, take: &Take<'_>) -> Result<(), Unavailable> {
    let Err(cause) = ask_kv(shell, wanted, take).await else { return Ok(()) };
    let asked = ask_host_object(shell, wanted, take).await;
    asked.map_err(|failed| Unavailable { cause: format!("{}; KV: {cause}", failed.cause), ..failed })
}

async fn ask_kv(shell: &Shell, wanted: &Wanted, take: &Take<'_>) -> Result<(), String> {
    if !KV.with_borrow_mut(|kv| kv.may_ask(shell::now())) {
        return Err("it failed a moment ago".to_owned());
    }
    shell.counts.add_kv();
    let read = shell.bindings.kv.read(&wanted.key);
    let answer = shell.within(KV_TIMEOUT_MILLISECONDS, WAIT_MAX_MILLISECONDS, read).await;
    let answer = answer.unwrap_or(Err("no answer in time".to_owned()));
    KV.with_borrow_mut(|kv| if answer.is_ok() { kv.answers() } else { kv.fails(shell::now()) });
    let taken = answer
        .and_then(|text| take(text.as_deref()).map_err(|bad| format!("a published value: {}", bad.as_str())));
    if let Err(cause) = &taken {
        let facts = vec![("domain", wanted.host.to_string()), ("cause", cause.clone())];
        shell.record(LogEvent { event: "kv_failed", facts });
    }
    taken
}

async fn ask_host_object(shell: &Shell, wanted: &Wanted, take: &Take<'_>) -> Result<(), Unavailable> {
    let failed = |cause: String| Unavailable { what: "host object", cause };
    let (objects, command) = (&shell.bindings.host, HostCommand::Read(wanted.name.clone()));
    shell.counts.add_object();
    let call =
        call::object("host object", objects, wanted.host.as_str(), &command, HOST_TIMEOUT_MILLISECONDS);
    let called = shell.within(HOST_TIMEOUT_MILLISECONDS, WAIT_MAX_MILLISECONDS, call).await;
    match called.ok_or_else(|| failed("no time left".to_owned()))??.answer()? {
        HostAnswer::Published { text } => {
            take(text.as_deref()).map_err(|bad| failed(format!("a kept value: {}", bad.as_str())))
        }
        _ => Err(failed("an answer that does not fit".to_owned())),
    }
}
