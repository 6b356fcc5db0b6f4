//! Settings and secrets, parsed once from the bindings into typed values (design §2).
//!
//! They come in sections, and each is parsed by the first request that needs it. So a wrong one
//! stops only what it is for: phones do not suffer when employees cannot sign in.

mod sign_in;

use std::{cell::OnceCell, rc::Rc, thread::LocalKey};

use shared::{
    country::{Country, Participants},
    publication::{
        export::ExportSettings,
        signing,
        signing::{ExportSigningKey, ManifestSigningKey},
    },
};
use worker::{Env, Error, Result};

pub use sign_in::{SignInConfig, is_safe};

/// What phones and publication need.
pub struct Config {
    /// Whether phones may register and upload. Off means that the service has ended for them: 410.
    pub phone_api: bool,
    /// What every exposure key set says of itself.
    pub export: ExportSettings,
    /// Signs exposure key sets.
    pub export_signing_key: ExportSigningKey,
    /// Signs the manifest and the other documents.
    pub manifest_signing_key: ManifestSigningKey,
}

thread_local! {
    static CONFIG: OnceCell<Rc<Config>> = const { OnceCell::new() };
}

impl Config {
    /// The settings; parsed by the first request of the isolate. Bindings do not change while it
    /// lives.
    pub fn of(env: &Env) -> Result<Rc<Self>> {
        once(&CONFIG, || Self::parse(env))
    }

    fn parse(env: &Env) -> Result<Self> {
        Ok(Self {
            phone_api: match text(env, "PHONE_API")?.as_str() {
                "on" => true,
                "off" => false,
                _ => return Err(bad("PHONE_API", "`on` or `off`")),
            },
            export: ExportSettings {
                region: matching(env, "REGION", "two capital letters", |text| {
                    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
                })?,
                key_id: matching(env, "EXPORT_KEY_ID", KEY_NAME, is_key_name)?,
                key_version: matching(env, "EXPORT_KEY_VERSION", KEY_NAME, is_key_name)?,
            },
            export_signing_key: signing::export_signing_key(&secret(env, "EXPORT_SIGNING_KEY")?)
                .map_err(|error| bad("EXPORT_SIGNING_KEY", &error.to_string()))?,
            manifest_signing_key: signing::manifest_signing_key(&secret(
                env,
                "MANIFEST_SIGNING_KEY",
            )?)
            .map_err(|error| bad("MANIFEST_SIGNING_KEY", &error.to_string()))?,
        })
    }
}

/// The country of this service.
pub fn own_country(env: &Env) -> Result<Country> {
    let region = text(env, "REGION")?;
    region
        .parse()
        .map_err(|_| bad("REGION", "the code of a country that can take part"))
}

/// The countries that keys are exchanged with.
pub fn participants(env: &Env) -> Result<Rc<Participants>> {
    thread_local! {
        static PARTICIPANTS: OnceCell<Rc<Participants>> = const { OnceCell::new() };
    }
    once(&PARTICIPANTS, || {
        Participants::of(own_country(env)?, &text(env, "EFGS_COUNTRIES")?).map_err(|_| {
            bad(
                "EFGS_COUNTRIES",
                "codes of other countries with spaces between them",
            )
        })
    })
}

/// What is in `cell`; parsed if this is the first time that it is needed. A wrong setting is named
/// each time.
fn once<T>(
    cell: &'static LocalKey<OnceCell<Rc<T>>>,
    parse: impl FnOnce() -> Result<T>,
) -> Result<Rc<T>> {
    cell.with(|cell| {
        if let Some(parsed) = cell.get() {
            return Ok(parsed.clone());
        }
        let parsed = Rc::new(parse()?);
        Ok(cell.get_or_init(|| parsed).clone())
    })
}

/// The characters that phones take in the id and version of a verification key.
const KEY_NAME: &str = "letters, digits and underscores";

fn is_key_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn matching(env: &Env, name: &str, expected: &str, fits: impl Fn(&str) -> bool) -> Result<String> {
    let value = text(env, name)?;
    if fits(&value) {
        Ok(value)
    } else {
        Err(bad(name, expected))
    }
}

/// The value of a text binding.
pub fn text(env: &Env, name: &str) -> Result<String> {
    env.var(name)
        .map(|value| value.to_string())
        .map_err(|_| bad(name, "a text binding"))
}

/// The value of a secret binding.
pub fn secret(env: &Env, name: &str) -> Result<String> {
    env.secret(name)
        .map(|value| value.to_string())
        .map_err(|_| bad(name, "a secret binding"))
}

/// Names the setting and what it should be, never its value.
pub fn bad(name: &str, expected: &str) -> Error {
    Error::RustError(format!("setting {name}: expected {expected}"))
}
