//! The static files that are deployed with this Worker.

use super::api::read;
use crate::dashboard::ports::Files;
use crate::edge::platform::reason;
use crate::edge::shell::Shell;
use crate::ports::Unavailable;

/// Longest file that is read, bytes.
const FILE_MAX_BYTES: usize = 256 * 1024;

fn failed(cause: impl Into<String>) -> Unavailable {
    Unavailable { what: "static files", cause: cause.into() }
}

impl Files for Shell {
    async fn guide(&self, name: &str) -> Result<String, Unavailable> {
        // The host means nothing: the binding has only this Worker's files.
        let url = ["https://files/guides/", name].concat();
        let request = web_sys::Request::new_with_str(&url).map_err(|error| failed(reason(error)))?;
        let (response, bytes) = read(&self.bindings.files, &request, FILE_MAX_BYTES).await.map_err(failed)?;
        if response.status() != 200 {
            return Err(failed(format!("status {}", response.status())));
        }
        String::from_utf8(bytes).map_err(|_| failed("a file that is no text"))
    }
}
