//! Settings and secrets from the bindings of the Worker. An isolate parses each section once, when
//! a request first needs it; bindings do not change while it lives. A wrong setting is named in the
//! log by each request that it stops.

use std::{cell::OnceCell, rc::Rc, thread::LocalKey};

use federation::settings::ExchangeSettings;
use shared::{
    country::Participants,
    settings::{self, Lookup, PhoneSettings, Setting, SignInSettings, WrongSetting},
};
use worker::{Env, Error, Result};

type Cell<T> = OnceCell<Rc<T>>;

thread_local! {
    static PHONE: Cell<PhoneSettings> = const { OnceCell::new() };
    static SIGN_IN: Cell<SignInSettings> = const { OnceCell::new() };
    static PARTICIPANTS: Cell<Participants> = const { OnceCell::new() };
    static EXCHANGE: Cell<Option<ExchangeSettings>> = const { OnceCell::new() };
}

/// The settings for phones and the publication.
pub fn phone(env: &Env) -> Result<Rc<PhoneSettings>> {
    once(&PHONE, env, PhoneSettings::read)
}

/// The settings for signing in and the portal.
pub fn sign_in(env: &Env) -> Result<Rc<SignInSettings>> {
    once(&SIGN_IN, env, SignInSettings::read)
}

/// The countries that keys are exchanged with.
pub fn participants(env: &Env) -> Result<Rc<Participants>> {
    once(&PARTICIPANTS, env, settings::participants)
}

/// The settings for the exchange; `None` if it is switched off.
pub fn exchange(env: &Env) -> Result<Rc<Option<ExchangeSettings>>> {
    once(&EXCHANGE, env, ExchangeSettings::read)
}

/// The value of one setting.
pub fn read<T>(env: &Env, setting: &Setting<T>) -> Result<T> {
    setting.read(&bindings(env)).map_err(named)
}

fn once<T>(
    cell: &'static LocalKey<Cell<T>>,
    env: &Env,
    read: impl FnOnce(&Lookup<'_>) -> std::result::Result<T, WrongSetting>,
) -> Result<Rc<T>> {
    cell.with(|cell| {
        if let Some(parsed) = cell.get() {
            return Ok(parsed.clone());
        }
        let parsed = Rc::new(read(&bindings(env)).map_err(named)?);
        Ok(cell.get_or_init(|| parsed).clone())
    })
}

/// The texts of bindings; those of secrets are read in the same way.
fn bindings(env: &Env) -> impl Fn(&str) -> Option<String> {
    |name| env.var(name).ok().map(|text| text.to_string())
}

fn named(wrong: WrongSetting) -> Error {
    Error::RustError(wrong.to_string())
}
