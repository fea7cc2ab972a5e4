//! Reading variables and secrets, at one place. A missing one is named in the log and in a plain
//! 500: a wrongly deployed Worker must not half work.

use super::platform::{Env, ObjectNamespace};
#[cfg(not(feature = "dashboard"))]
use crate::model::Serving;
use crate::vault::from_any_base64;
use wasm_bindgen::JsCast;

/// Which binding is missing or malformed: a constant with its rule, never its value.
pub type Missing = &'static str;

/// A variable or a secret.
pub fn text(env: &Env, name: &str) -> Option<String> {
    env.bound(name)?.as_string()
}

/// The master keys, which the broker and the management Worker have: the current one, and the one before while it is being
/// rotated.
pub struct MasterKeys {
    /// `KEY_ENCRYPTION_KEY`
    pub current: [u8; 32],
    /// `KEY_ENCRYPTION_KEY_PREVIOUS`
    pub previous: Option<[u8; 32]>,
}

#[cfg(not(feature = "dashboard"))]
impl MasterKeys {
    /// Reads them.
    ///
    /// # Errors
    /// When the current one is missing, or one of them has another shape.
    pub fn of(env: &Env) -> Result<Self, Missing> {
        let wrong = "secret KEY_ENCRYPTION_KEY: 32 random bytes in base64";
        let current = key(env, "KEY_ENCRYPTION_KEY", wrong)?.ok_or(wrong)?;
        let wrong = "secret KEY_ENCRYPTION_KEY_PREVIOUS: 32 bytes in base64, or none";
        Ok(Self { current, previous: key(env, "KEY_ENCRYPTION_KEY_PREVIOUS", wrong)? })
    }
}

/// A secret that is a key, if there is one; an empty one is none.
///
/// # Errors
/// `wrong`, when it has another shape.
pub fn key(env: &Env, name: &str, wrong: Missing) -> Result<Option<[u8; 32]>, Missing> {
    let text = text(env, name).filter(|text| !text.is_empty());
    let read = |text: String| from_any_base64(text.trim()).and_then(|bytes| bytes.try_into().ok());
    text.map(|text| read(text).ok_or(wrong)).transpose()
}

/// The times of serving, which the same two have: a production build knows only one set of them.
///
/// # Errors
/// None here.
#[cfg(not(any(feature = "simulator", feature = "dashboard")))]
pub fn serving(_: &Env) -> Result<Serving, Missing> {
    Ok(Serving::DEFAULT)
}

/// The times of serving, which the same two have. Tests shorten them, and show what happens without
/// guard times.
///
/// # Errors
/// When the variable has another shape.
#[cfg(all(feature = "simulator", not(feature = "dashboard")))]
pub fn serving(env: &Env) -> Result<Serving, Missing> {
    let times = match text(env, "SERVING_SECONDS") {
        Some(text) => Serving::parse(&text).ok_or("variable SERVING_SECONDS: eight or nine numbers")?,
        None => Serving::DEFAULT,
    };
    Ok(Serving { guarded: text(env, "KEY_GUARD").as_deref() != Some("off"), ..times })
}

/// A namespace of Durable Objects.
///
/// # Errors
/// `missing`, when it is not bound.
pub fn objects(env: &Env, name: &str, missing: Missing) -> Result<ObjectNamespace, Missing> {
    env.bound(name).map(JsCast::unchecked_into).ok_or(missing)
}
