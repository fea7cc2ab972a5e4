//! The styles that a domain has: a draft, the one that is published, and some before it.

use super::change::{Plan, Stop, put};
use super::command::{DueItem, Precondition};
use super::configuration::Configuration;
use super::record::{Record, Target, Versioned};
use super::rules::check_precondition;
use super::style_sheet::Finding;
use crate::model::{Host, Style, UnixTime};
use crate::rows::Rows;
use serde_json::{Value, json};

/// How many published styles can be taken back.
pub const EARLIER_MAX: usize = 3;

/// The styles of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyleRecord {
    /// The domain.
    pub host: Host,
    /// What was saved last and not published.
    pub draft: Option<StyleVersion>,
    /// What the pages look like.
    pub published: Option<StyleVersion>,
    /// What was published before, latest first; at most [`EARLIER_MAX`].
    pub earlier: Vec<StyleVersion>,
}

json_struct!(StyleRecord { host, draft, published, earlier });

/// A style as it was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyleVersion {
    /// See [`Style::digest`].
    pub digest: String,
    /// When.
    pub saved_at: UnixTime,
    /// The settings that it was made of, as the API shows them.
    pub source: Value,
    /// What the checker said.
    pub report: Vec<Finding>,
    /// What is served.
    pub style: Style,
}

json_struct!(StyleVersion { digest, saved_at, source, report, style });

impl StyleVersion {
    /// As the API shows it, and as it can be sent back.
    pub fn shown(&self) -> Value {
        let mut shown = self.source.clone();
        if let Value::Object(fields) = &mut shown {
            fields.insert("digest".to_owned(), json!(self.digest));
            fields.insert("saved_at".to_owned(), json!(self.saved_at.iso8601()));
            fields.insert("report".to_owned(), crate::json::Json::write(&self.report));
        }
        shown
    }
}

/// What is done to the styles of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StyleChange {
    /// Replaces the draft.
    Draft(Box<StyleVersion>),
    /// The draft is published.
    Publish,
    /// What was published before is published again, and what was published now is the draft, unless
    /// there is one.
    RollBack,
}

json_enum!(StyleChange { Draft(it) = "draft", Publish = "publish", RollBack = "roll_back" });

impl StyleRecord {
    /// Every version.
    pub fn versions(&self) -> impl Iterator<Item = &StyleVersion> {
        self.draft.iter().chain(&self.published).chain(&self.earlier)
    }

    /// The version of this digest.
    pub fn find(&self, digest: &str) -> Option<&StyleVersion> {
        self.versions().find(|version| version.digest == digest)
    }

    /// The record after a change; `None` where there is nothing to publish or to take back.
    #[must_use]
    pub fn changed(mut self, change: &StyleChange) -> Option<Self> {
        match change {
            StyleChange::Draft(draft) => {
                // Saved again as it was, it is the same draft.
                let same = self
                    .draft
                    .as_ref()
                    .is_some_and(|old| old.digest == draft.digest && old.source == draft.source);
                if !same {
                    self.draft = Some((**draft).clone());
                }
            }
            StyleChange::Publish => {
                let before = self.published.replace(self.draft.take()?);
                self.earlier.splice(0..0, before);
                self.earlier.truncate(EARLIER_MAX);
            }
            StyleChange::RollBack => {
                if self.earlier.is_empty() {
                    return None;
                }
                let now = self.published.replace(self.earlier.remove(0));
                self.draft = self.draft.or(now);
            }
        }
        Some(self)
    }
}

/// Decides a change of a domain's style.
///
/// # Errors
/// See [`Stop`].
pub fn decide<R: Rows>(
    stored: &Configuration<'_, R>,
    precondition: &Precondition,
    host: &Host,
    change: &StyleChange,
) -> Result<Plan, Stop> {
    stored.domain(host)?.ok_or(Stop::Absent)?;
    let old = stored.get(&Target::Style { host: host.clone() })?;
    let before = match &old {
        Some(Versioned { record: Record::Style(record), .. }) => (**record).clone(),
        _ if matches!(change, StyleChange::Draft(_)) => {
            StyleRecord { host: host.clone(), draft: None, published: None, earlier: Vec::new() }
        }
        _ => return Err(Stop::Absent),
    };
    check_precondition(precondition, old.as_ref())?;
    let after = before.clone().changed(change).ok_or(Stop::Absent)?;
    let touched = touched(&before, &after);
    put(old, Record::Style(Box::new(after)), touched)
}

/// The styles that come and go, and the domain's snapshot, which names the one that counts.
fn touched(before: &StyleRecord, after: &StyleRecord) -> Vec<DueItem> {
    let mut touched = Vec::new();
    let mut differ = |one: &StyleRecord, other: &StyleRecord| {
        for version in one.versions().filter(|version| other.find(&version.digest).is_none()) {
            let item = DueItem::Style { host: one.host.clone(), digest: version.digest.clone() };
            if !touched.contains(&item) {
                touched.push(item);
            }
        }
    };
    differ(after, before);
    differ(before, after);
    let published = |record: &StyleRecord| record.published.as_ref().map(|it| it.digest.clone());
    if published(before) != published(after) {
        touched.push(DueItem::Domain { host: after.host.clone() });
    }
    touched
}

/// What is to be published of all the styles of a domain, or taken back.
pub fn all_of(record: &StyleRecord) -> Vec<DueItem> {
    let items =
        record.versions().map(|it| DueItem::Style { host: record.host.clone(), digest: it.digest.clone() });
    items.collect()
}
