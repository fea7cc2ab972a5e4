//! The operator's desk: orders of all tenants.

use super::ports::Dashboard;
use super::stop::{Page, Stop};
use super::visit::Visit;

/// The pages of the desk; `path` is what follows its segment. For operators.
///
/// # Errors
/// [`Stop::NotFound`] for everybody else.
pub async fn route<P: Dashboard>(visit: &Visit<'_, P>, _path: &[&str]) -> Page {
    visit.check_operator().await?;
    Err(Stop::NotFound)
}
