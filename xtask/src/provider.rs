//! The sign-in provider of local runs and tests (`xtask/provider`): a certified OpenID Connect
//! provider that runs on this machine and knows only the demo users.

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

/// The client id of the service at the provider.
pub const CLIENT_ID: &str = "portal";

/// The users of the provider. Their credentials are in `xtask/provider/demo-users.json`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum DemoUser {
    /// May validate codes.
    Employee,
    /// May do everything.
    Administrator,
    /// Has no role in the portal.
    Visitor,
}

impl DemoUser {
    /// All of them, in the order of `demo-users.json`.
    pub const ALL: [Self; 3] = [Self::Employee, Self::Administrator, Self::Visitor];
}

/// What a demo user types to sign in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
    /// The employee's id in the portal.
    pub sub: String,
    /// The name that the portal shows.
    pub name: String,
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (password {})", self.user, self.password)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DemoUsers {
    second_factor: String,
    demo_users: Vec<Credentials>,
}

fn read() -> Result<DemoUsers> {
    let path = root().join("xtask/provider/demo-users.json");
    let json = fs::read(&path)?;
    serde_json::from_slice(&json).with_context(|| path.display().to_string())
}

/// What `user` types, and the code of the second factor.
pub fn credentials(user: DemoUser) -> Result<(Credentials, String)> {
    let DemoUsers {
        second_factor,
        demo_users,
    } = read()?;
    let index = DemoUser::ALL.iter().position(|other| *other == user);
    let found = demo_users.into_iter().nth(index.unwrap_or_default());
    found
        .map(|credentials| (credentials, second_factor))
        .context("demo-users.json lacks a user")
}

/// The provider. It has its port from the beginning, and runs from [`Provider::start`] until this
/// is dropped.
pub struct Provider {
    issuer: String,
    client_secret: String,
    run: Mutex<Run>,
}

enum Run {
    /// No sign-in has begun. Connections wait.
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

    /// The client secret of the service, different in each run.
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
