//! The service on workerd, as a process: for `cargo xtask dev`, the whole-system tests and the benchmarks.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use crate::{Context as _, Failure, Result, build::Profile, keys, root, setup::npm};

/// A running service. It ends when this is dropped.
pub struct Workerd {
    process: Child,
    port: u16,
    data: PathBuf,
}

/// How a test's service differs from `dev.capnp`, beside having no cron trigger: tests run jobs themselves.
pub struct Changes<'a> {
    /// Other values for some of the settings in `workerd.capnp`.
    pub settings: &'a [(&'a str, &'a str)],
}

/// The disks of `workerd.capnp`, each a folder of the data.
const DISKS: [&str; 4] = ["objects", "kv-index", "kv-values", "cron"];

const START_SECONDS: u64 = 30;

impl Workerd {
    /// Starts the build `profile` with its data and keys in `data`; without a port on a free one. What the functions log
    /// goes to `data/workerd.log`.
    pub fn start(
        profile: Profile,
        data: &Path,
        port: Option<u16>,
        changes: Option<&Changes<'_>>,
    ) -> Result<Self> {
        let port = match port {
            Some(port) => port,
            None => free_port()?,
        };
        check_port(port)?;
        let keys = keys::create(data)?;
        let data = fs::canonicalize(data).context(data.display())?;
        let log_file = data.join("workerd.log");
        let log = File::create(&log_file).context(log_file.display())?;
        let mut command = Command::new(npm::workerd()?);
        command
            .args(["serve", "--experimental"])
            .arg(format!("--socket-addr=main=127.0.0.1:{port}"))
            .env("MANIFEST_SIGNING_KEY", keys.manifest)
            .env("EXPORT_SIGNING_KEY", keys.export)
            .stdin(Stdio::null())
            .stdout(log.try_clone().context(log_file.display())?)
            .stderr(log);
        match profile {
            Profile::Release => command.current_dir(root()).arg("workerd.capnp"),
            Profile::Dev | Profile::Bench => command
                .current_dir(profile.folder())
                .arg("--import-path=.")
                .arg(development_configuration(&data, changes)?),
        };
        for disk in DISKS {
            let folder = data.join(disk);
            fs::create_dir_all(&folder).context(folder.display())?;
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

    fn ended(&self, status: ExitStatus) -> Failure {
        Failure::new(format!("workerd ended with {status}:\n{}", self.log()))
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
        Err(Failure::new(format!(
            "workerd does not answer:\n{}",
            self.log()
        )))
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `dev.capnp`, or a copy of it in `data` beside a changed copy of `workerd.capnp`.
fn development_configuration(data: &Path, changes: Option<&Changes<'_>>) -> Result<PathBuf> {
    let Some(Changes { settings }) = changes else {
        return Ok(root().join("dev.capnp"));
    };
    let read = |name: &str| fs::read_to_string(root().join(name)).context(name);
    let mut release = read("workerd.capnp")?;
    for (name, value) in *settings {
        let binding = format!("(name = \"{name}\", text = \"");
        let (before, rest) = release
            .split_once(&binding)
            .ok_or_else(|| Failure::new(format!("workerd.capnp has no setting {name}")))?;
        let (_, after) = rest.split_once('"').unwrap_or_default();
        release = format!("{before}{binding}{value}\"{after}");
    }
    let development = read("dev.capnp")?.replace(EVERY_MINUTE, NEVER);
    let write = |name: &str, text: &str| {
        let path = data.join(name);
        fs::write(&path, text)
            .context(path.display())
            .map(|()| path)
    };
    write("workerd.capnp", &release)?;
    write("dev.capnp", &development)
}

const EVERY_MINUTE: &str = r#"{\"functions\":[\"* * * * *\"]}"#;
const NEVER: &str = r#"{\"functions\":[]}"#;

/// Whether a service could listen on `port`. If not, the sentence says what to do.
pub fn check_port(port: u16) -> Result {
    TcpListener::bind(loopback(port))
        .map(|_| ())
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => Failure::new(format!(
                "port {port} is in use; choose another one with --port"
            )),
            _ => Failure::new(format!(
                "port {port} cannot be used ({error}); choose another one with --port"
            )),
        })
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(loopback(0)).context("a free port")?;
    Ok(listener.local_addr().context("a free port")?.port())
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Whether the Worker itself answers, and not only the socket.
fn answers(port: u16) -> bool {
    let answer = || {
        let mut stream = TcpStream::connect(loopback(port)).ok()?;
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
