//! The service on workerd, as a process: for `cargo xtask dev`, the whole-system tests and the
//! benchmarks.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Error, anyhow, bail};
use fs_err::{self as fs, File};
use shared::country::Country;

use crate::{
    Result,
    build::Profile,
    efgs_keys::EfgsKeys,
    keys, port,
    provider::{self, Provider},
    root,
    setup::npm,
};

/// A running service. It ends when this is dropped.
pub struct Workerd {
    process: Child,
    port: u16,
    data: PathBuf,
}

/// What a run on this machine has that a release has not.
pub struct Local<'a> {
    /// The name or address under which browsers find the portal.
    pub host: &'a str,
    /// Where employees sign in.
    pub provider: &'a Provider,
    /// Whether the trigger `* * * * *` fires, every minute. Most tests run jobs themselves.
    pub scheduled: bool,
    /// Other values for some of the settings in `workerd.capnp`.
    pub settings: &'a [(&'a str, &'a str)],
    /// The exchange with other countries; switched off without one.
    pub exchange: Option<Exchange<'a>>,
}

/// The gateway of a test's service, and the countries that exchange keys.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    /// The port of the gateway on this machine.
    pub port: u16,
    /// The keys and certificates of the gateway and the countries.
    pub keys: &'a EfgsKeys,
    /// The country of the service.
    pub country: Country,
    /// The codes of the countries that it exchanges keys with.
    pub participants: &'a str,
}

/// The disks of `workerd.capnp`, each a folder of the data.
const DISKS: [&str; 4] = ["objects", "kv-index", "kv-values", "cron"];

const START_SECONDS: u64 = 30;

impl Workerd {
    /// Starts the build `profile` with its data and keys in `data`; without a port on a free one.
    /// What the functions log goes to `data/workerd.log`. A release takes nothing that is
    /// `local`.
    pub fn start(
        profile: Profile,
        data: &Path,
        port: Option<u16>,
        local: &Local<'_>,
    ) -> Result<Self> {
        let port = match port {
            Some(port) => port::check(port).map(|()| port)?,
            None => port::free()?,
        };
        let keys = keys::create(data)?;
        let data = fs::canonicalize(data)?;
        let log = File::create(data.join("workerd.log"))?.into_file();
        let mut command = Command::new(npm::workerd()?);
        command
            .args(["serve", "--experimental"])
            .arg(format!("--socket-addr=main=127.0.0.1:{port}"))
            .env("MANIFEST_SIGNING_KEY", keys.manifest)
            .env("EXPORT_SIGNING_KEY", keys.export)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        if let Some(exchange) = &local.exchange {
            for (name, file) in exchange.secrets() {
                command.env(name, exchange.keys.read(&file)?);
            }
        }
        match profile {
            Profile::Release => command.current_dir(root()).arg("workerd.capnp"),
            Profile::Dev | Profile::Bench => command
                .current_dir(profile.folder())
                .env("OIDC_CLIENT_SECRET", local.provider.client_secret())
                .arg("--import-path=.")
                .arg(development_configuration(&data, port, local)?),
        };
        for disk in DISKS {
            let folder = data.join(disk);
            fs::create_dir_all(&folder)?;
            command.arg(format!("--directory-path={disk}={}", folder.display()));
        }
        let process = command.spawn().context("workerd")?;
        let mut service = Self {
            process,
            port,
            data,
        };
        service.wait_until_ready()?;
        Ok(service)
    }

    /// The address, for example `http://127.0.0.1:8787`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where data, keys and log are.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What the functions have logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.data.join("workerd.log")).unwrap_or_default()
    }

    /// Waits until it ends by itself, which is a failure, or until `interrupted` says so.
    pub fn run_until(&mut self, interrupted: &AtomicBool) -> Result {
        while !interrupted.load(Ordering::Relaxed) {
            if let Some(status) = self.process.try_wait().context("workerd")? {
                return Err(self.ended(status));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Ends it at once, as a power cut would.
    pub fn stop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn ended(&self, status: ExitStatus) -> Error {
        anyhow!("workerd ended with {status}:\n{}", self.log())
    }

    fn wait_until_ready(&mut self) -> Result {
        for _ in 0..START_SECONDS * 20 {
            if let Ok(Some(status)) = self.process.try_wait() {
                return Err(self.ended(status));
            }
            if answers(self.port) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("workerd does not answer:\n{}", self.log())
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A copy of `dev.capnp` in `data`, beside a copy of `workerd.capnp` with the settings of this run.
fn development_configuration(data: &Path, port: u16, local: &Local<'_>) -> Result<PathBuf> {
    let read = |name: &str| fs::read_to_string(root().join(name));
    let mut release = read("workerd.capnp")?;
    let mut development = read("dev.capnp")?;
    if let Some(exchange) = &local.exchange {
        exchange.copy_files(data)?;
        for text in [&mut release, &mut development] {
            *text = exchange.configure(text)?;
        }
    }
    let origin = format!("http://{}:{port}", local.host);
    let own = [
        ("OIDC_CLIENT_ID", provider::CLIENT_ID),
        ("OIDC_ISSUER", local.provider.issuer()),
        ("PORTAL_ORIGIN", &origin),
    ];
    for (name, value) in own.iter().chain(local.settings) {
        release = with_setting(&release, name, value)?;
    }
    if !local.scheduled {
        development = development.replace(EVERY_MINUTE, NEVER);
    }
    let write = |name: &str, text: &str| {
        let path = data.join(name);
        fs::write(&path, text).map(|()| path)
    };
    write("workerd.capnp", &release)?;
    Ok(write("dev.capnp", &development)?)
}

/// `configuration` with another value for the setting `name`.
fn with_setting(configuration: &str, name: &str, value: &str) -> Result<String> {
    let binding = format!("(name = \"{name}\", text = \"");
    let (before, rest) = configuration
        .split_once(&binding)
        .with_context(|| format!("workerd.capnp has no setting {name}"))?;
    let (_, after) = rest.split_once('"').unwrap_or_default();
    Ok(format!("{before}{binding}{value}\"{after}"))
}

/// The mark of the lines that are for the exchange with other countries.
const EXCHANGE_MARK: &str = "#efgs";

impl Exchange<'_> {
    /// The names of secret bindings, and the files with their values.
    fn secrets(&self) -> [(&'static str, String); 3] {
        let country = self.country;
        [
            ("EFGS_SIGNING_KEY", format!("{country}/signing.pem")),
            (
                "EFGS_SIGNING_CERTIFICATE",
                format!("{country}/signing.crt.pem"),
            ),
            ("EFGS_TRUST_ANCHOR", "trust-anchor.crt.pem".to_owned()),
        ]
    }

    /// Copies what the configuration embeds.
    fn copy_files(&self, data: &Path) -> Result {
        let folder = data.join("efgs");
        fs::create_dir_all(&folder)?;
        for (file, name) in [
            (
                format!("{}/authentication.pem", self.country),
                "authentication.pem",
            ),
            (
                format!("{}/authentication.crt.pem", self.country),
                "authentication.crt.pem",
            ),
            ("ca.crt.pem".to_owned(), "ca.crt.pem"),
        ] {
            let copy = folder.join(name);
            fs::write(&copy, self.keys.read(&file)?)?;
        }
        Ok(())
    }

    /// `configuration` with the exchange switched on, as an operator does it.
    fn configure(&self, configuration: &str) -> Result<String> {
        let mut text = configuration
            .replace(EXCHANGE_MARK, "")
            .replace("gateway.invalid:443", &format!("127.0.0.1:{}", self.port))
            .replace("gateway.invalid", "localhost");
        if text.contains("EFGS_EXCHANGE") {
            text = with_setting(&text, "EFGS_EXCHANGE", "on")?;
            text = with_setting(&text, "EFGS_COUNTRIES", self.participants)?;
            text = with_setting(&text, "REGION", self.country.code())?;
        }
        Ok(text)
    }
}

const EVERY_MINUTE: &str = r#"{\"functions\":[\"* * * * *\"]}"#;
const NEVER: &str = r#"{\"functions\":[]}"#;

/// Whether the Worker itself answers, and not only the socket.
fn answers(port: u16) -> bool {
    let answer = || {
        let mut stream = TcpStream::connect(port::loopback(port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        stream
            .write_all(b"GET /v6/manifest HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .ok()?;
        let mut start = [0; 8];
        stream.read_exact(&mut start).ok()?;
        (&start == b"HTTP/1.1").then_some(())
    };
    answer().is_some()
}
