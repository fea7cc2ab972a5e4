//! What a tenant owns: names, domains, applications, keys, and the identity an eID proves.
//!
//! Everything here is data with its rules. Raw strings become these types in one place, `parse`,
//! and are trusted afterwards. Nothing here reads a store, a clock or a request.

pub mod application;
pub mod domain;
pub mod identity;
pub mod key_ring;
pub mod login_count;
pub mod names;
pub mod public_key;
pub mod role;
pub mod sealed;
pub mod serving;
pub mod sighting;
pub mod style;
pub mod test_person;
pub mod time;
pub mod url;

pub use application::Application;
pub use domain::DomainSnapshot;
pub use identity::Identity;
pub use names::{ClientId, Environment, Host, TenantId};
pub use public_key::PublicKey;
pub use role::Role;
pub use sealed::Sealed;
pub use serving::Serving;
pub use style::Style;
pub use time::UnixTime;
