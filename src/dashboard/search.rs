//! Search within a tenant and environment.

use super::ports::Dashboard;
use super::stop::{Page, Stop};
use super::visit::Within;

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(_within: &Within<'_, P>, _path: &[&str]) -> Page {
    Err(Stop::NotFound)
}
