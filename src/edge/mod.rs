//! The Worker shells: everything that knows the platform. They convert, delegate and count; they
//! decide nothing about a login or a tenant.
//!
//! The package is compiled three times: into the broker, with the cargo feature `management` into the
//! management Worker, and with `dashboard` into the dashboard. Each has its own bindings and objects, and is
//! deployed by itself.

mod call;
mod convert;
pub mod crypto;
mod durable;
mod environment;
mod log;
mod objects;
mod platform;
mod records;
mod shell;

#[cfg(not(any(feature = "management", feature = "dashboard")))]
mod broker;
#[cfg(feature = "dashboard")]
mod dashboard;
#[cfg(feature = "management")]
mod management;
#[cfg(not(any(feature = "management", feature = "dashboard")))]
mod one_row;
#[cfg(not(feature = "management"))]
mod outbound;

#[cfg(not(any(feature = "management", feature = "dashboard")))]
use broker::Bindings;
#[cfg(feature = "dashboard")]
use dashboard::Bindings;
#[cfg(feature = "management")]
use management::Bindings;
