//! The sign-in provider of local runs and tests (`xtask/provider`): a real one, on this machine,
//! with invented persons.

use std::{
    fmt,
    net::TcpListener,
    os::fd::OwnedFd,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use anyhow::{Context as _, anyhow, bail};
use fs_err::{self as fs, File};
use serde::Deserialize;

use crate::{Result, port::loopback, root, setup::npm};

/// As whom the provider knows the service.
pub const CLIENT_ID: &str = "portal";

/// The people whom the provider knows. The invented persons stand in `xtask/provider/persons.json`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Person {
    /// May validate codes.
    Employee,
    /// May do everything.
    Administrator,
    /// May not use the portal.
    Visitor,
}

impl Person {
    /// All of them, in the order of `persons.json`.
    pub const ALL: [Self; 3] = [Self::Employee, Self::Administrator, Self::Visitor];
}

/// What somebody types to sign in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
    /// By what the portal knows the person.
    pub sub: String,
    /// The name.
    pub name: String,
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (password {})", self.user, self.password)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Persons {
    second_factor: String,
    persons: Vec<Credentials>,
}

fn persons() -> Result<Persons> {
    let path = root().join("xtask/provider/persons.json");
    let json = fs::read(&path)?;
    serde_json::from_slice(&json).with_context(|| path.display().to_string())
}

/// What `person` types, and the code of the second factor.
pub fn credentials(person: Person) -> Result<(Credentials, String)> {
    let Persons {
        second_factor,
        persons,
    } = persons()?;
    let place = Person::ALL.iter().position(|other| *other == person);
    let found = persons.into_iter().nth(place.unwrap_or_default());
    found
        .map(|credentials| (credentials, second_factor))
        .context("persons.json lacks a person")
}

/// The provider. It has its port from the beginning, and runs from [`Provider::start`] until this
/// is dropped.
pub struct Provider {
    issuer: String,
    client_secret: String,
    run: Mutex<Run>,
}

enum Run {
    /// Nobody has signed in yet. Who connects waits.
    Reserved(TcpListener),
    Started(Child),
    Ended,
}

impl Provider {
    /// A provider at `host`, a name or address of this machine, at the first free port of `ports`.
    pub fn reserve(host: &str, ports: impl IntoIterator<Item = u16>) -> Result<Self> {
        let listener = ports
            .into_iter()
            .find_map(|port| TcpListener::bind(loopback(port)).ok())
            .context("there is no free port for the sign-in provider")?;
        let port = listener.local_addr().context("a free port")?.port();
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).context("random bytes")?;
        Ok(Self {
            issuer: format!("http://{host}:{port}"),
            client_secret: secret.iter().map(|byte| format!("{byte:02x}")).collect(),
            run: Mutex::new(Run::Reserved(listener)),
        })
    }

    /// Its address, and its name in ID tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// By which it recognises the service; another one in each run.
    pub fn client_secret(&self) -> &str {
        &self.client_secret
    }

    /// Starts it if it does not run yet. What it prints goes to `log`.
    pub fn start(&self, log: Option<&Path>) -> Result {
        let mut run = self
            .run
            .lock()
            .map_err(|_| anyhow!("the sign-in provider did not start"))?;
        if let Run::Started(_) = *run {
            return Ok(());
        }
        let Run::Reserved(listener) = std::mem::replace(&mut *run, Run::Ended) else {
            bail!("the sign-in provider has ended");
        };
        let log = match log {
            Some(log) => Stdio::from(File::create(log)?.into_file()),
            None => Stdio::null(),
        };
        let process = Command::new(npm::program("node"))
            .arg(root().join("xtask/provider/provider.mjs"))
            .env("ISSUER", &self.issuer)
            .env("CLIENT_ID", CLIENT_ID)
            .env("CLIENT_SECRET", &self.client_secret)
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("the sign-in provider")?;
        *run = Run::Started(process);
        Ok(())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Ok(Run::Started(process)) = self.run.get_mut() {
            // It may have ended already, which is what is wanted.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
