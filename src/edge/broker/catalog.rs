//! Published configuration: from this isolate's memory, else KV, else the `Host` object. Here they
//! are asked; [`crate::catalog`] decides when.

use crate::admin::command::{HostAnswer, HostCommand, PublishedName};
use crate::admin::publication::{Publishable, Published, Unreadable, check_genuine};
use crate::admin::publication::{parse_published, published_key};
use crate::catalog::{Health, Memory, Next};
use crate::edge::call;
use crate::edge::shell::{self, Shell};
use crate::model::{Application, DomainSnapshot, Host, Style};
use crate::ports::{Crypto, Log, LogEvent, Unavailable};
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
    /// Styles by KV key, the ones used last at the end.
    static STYLES: RefCell<Vec<(String, Rc<Style>)>> = const { RefCell::new(Vec::new()) };
    static KV: RefCell<Health> = const { RefCell::new(Health::GOOD) };
}

/// Most styles one isolate remembers: each may take 160 kB.
const STYLES_MAX: usize = 40;

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
                // What went wrong is in the log and in the memory.
                let _ =
                    learn(memory, &behind, &wanted, if may_ask_kv() { &KV_FIRST } else { &HOST_ONLY }).await;
            });
            Ok(value)
        }
        Next::Ask if !KV.with_borrow(|kv| kv.is_suspect(shell::now())) => {
            learn(memory, shell, &wanted, &KV_FIRST).await
        }
        Next::Ask if may_ask_kv() => {
            let value = learn(memory, shell, &wanted, &HOST_FIRST).await?;
            // Whether KV is back is found out behind the answer.
            let behind = shell.behind();
            shell.afterwards(async move {
                let _ =
                    ask_kv(&behind, &wanted, &|text| taken(memory, &behind, &wanted, text).map(drop)).await;
            });
            Ok(value)
        }
        Next::Ask => learn(memory, shell, &wanted, &HOST_ONLY).await,
    }
}

/// Reads a style. One that is known never changes.
pub async fn style(shell: &Shell, host: &Host, digest: &str) -> Result<Option<Rc<Style>>, Unavailable> {
    let name = PublishedName::Style { digest: digest.to_owned() };
    let wanted = Wanted { key: published_key(host, &name), host: host.clone(), name };
    let known = STYLES.with_borrow_mut(|known| {
        let at = known.iter().position(|(key, _)| *key == wanted.key)?;
        let used = known.remove(at);
        let style = used.1.clone();
        known.push(used);
        Some(style)
    });
    if known.is_some() {
        return Ok(known);
    }
    let read = RefCell::new(None);
    let take = |text: Option<&str>| {
        let published = text.map(|text| parse_published::<Style>(&wanted.key, text)).transpose()?;
        *read.borrow_mut() = published.and_then(|published| published.value).map(Rc::new);
        Ok(())
    };
    ask(shell, &wanted, if may_ask_kv() { &KV_FIRST } else { &HOST_ONLY }, &take).await?;
    let style = read.take();
    if let Some(style) = &style {
        STYLES.with_borrow_mut(|known| {
            if known.len() >= STYLES_MAX {
                known.remove(0);
            }
            known.push((wanted.key.clone(), style.clone()));
        });
    }
    Ok(style)
}

/// Who is asked.
#[derive(Clone, Copy)]
enum Source {
    Kv,
    Host,
}

const KV_FIRST: [Source; 2] = [Source::Kv, Source::Host];
const HOST_FIRST: [Source; 2] = [Source::Host, Source::Kv];
const HOST_ONLY: [Source; 1] = [Source::Host];

fn may_ask_kv() -> bool {
    KV.with_borrow_mut(|kv| kv.may_ask(shell::now()))
}

/// Asks for a value; if nobody answers, what is known counts.
async fn learn<T: Publishable>(
    memory: Store<T>,
    shell: &Shell,
    wanted: &Wanted,
    sources: &[Source],
) -> Result<Option<Rc<T>>, Unavailable> {
    let learned = RefCell::new(None);
    let take = |text: Option<&str>| {
        *learned.borrow_mut() = taken(memory, shell, wanted, text)?;
        Ok(())
    };
    match ask(shell, wanted, sources, &take).await {
        Ok(()) => Ok(learned.take()),
        Err(unavailable) => {
            memory.with_borrow_mut(|known| known.fail(&wanted.key, shell::now())).ok_or(unavailable)
        }
    }
}

/// Takes in a text, or that there is none.
fn taken<T: Publishable>(
    memory: Store<T>,
    shell: &Shell,
    wanted: &Wanted,
    text: Option<&str>,
) -> Result<Option<Rc<T>>, Unreadable> {
    let read = match text {
        Some(text) => parse_published(&wanted.key, text)?,
        None => Published { version: 0, value: None },
    };
    Ok(memory.with_borrow_mut(|known| known.learn(&wanted.key, read, shell.now())))
}

/// Asks one source after the other, until one has an answer that can be believed.
async fn ask(shell: &Shell, wanted: &Wanted, sources: &[Source], take: &Take<'_>) -> Result<(), Unavailable> {
    let mut causes = String::new();
    for source in sources {
        let (name, asked) = match source {
            Source::Kv => ("KV: ", ask_kv(shell, wanted, take).await),
            Source::Host => ("host object: ", ask_host_object(shell, wanted, take).await),
        };
        let Err(cause) = asked else { return Ok(()) };
        causes = [&causes, name, &cause, "; "].concat();
    }
    Err(Unavailable { what: "published configuration", cause: causes })
}

async fn ask_kv(shell: &Shell, wanted: &Wanted, take: &Take<'_>) -> Result<(), String> {
    shell.counts.add_kv();
    let read = shell.bindings.kv.read(&wanted.key);
    let answer = shell.within(KV_TIMEOUT_MILLISECONDS, WAIT_MAX_MILLISECONDS, read).await;
    let answer = answer.unwrap_or(Err("no answer in time".to_owned()));
    KV.with_borrow_mut(|kv| if answer.is_ok() { kv.answers() } else { kv.fails(shell::now()) });
    let keys = [Some(shell.master_key()), shell.previous_master_key()];
    let done = answer.and_then(|text| {
        let genuine = text.as_deref().map_or(Ok(()), |text| check_genuine(text, keys.into_iter().flatten()));
        genuine.and_then(|()| take(text.as_deref())).map_err(|bad| bad.as_str().to_owned())
    });
    if let Err(cause) = &done {
        let facts = vec![("domain", wanted.host.to_string()), ("cause", cause.clone())];
        shell.record(LogEvent { event: "kv_failed", facts });
    }
    done
}

async fn ask_host_object(shell: &Shell, wanted: &Wanted, take: &Take<'_>) -> Result<(), String> {
    let (objects, command) = (&shell.bindings.host, HostCommand::Read(wanted.name.clone()));
    shell.counts.add_object();
    let call =
        call::object("host object", objects, wanted.host.as_str(), &command, HOST_TIMEOUT_MILLISECONDS);
    let called = shell.within(HOST_TIMEOUT_MILLISECONDS, WAIT_MAX_MILLISECONDS, call).await;
    let answer = called.ok_or("no time left")?.and_then(|called| called.answer());
    match answer.map_err(|failed| failed.cause)? {
        HostAnswer::Published { text } => take(text.as_deref()).map_err(|bad| bad.as_str().to_owned()),
        _ => Err("an answer that does not fit".to_owned()),
    }
}
