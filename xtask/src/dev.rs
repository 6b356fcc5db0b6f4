//! `cargo xtask dev`: builds the service and runs it on this machine, with demo users and phones.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context as _;

use crate::{
    Result,
    build::{self, Profile},
    port,
    provider::{self, DemoUser, Provider},
    workerd::{Local, Workerd},
};

/// Sets up, builds and serves until it is interrupted.
pub fn run(port: u16, data: &Path) -> Result {
    // Checked before a first build of some minutes.
    port::check(port)?;
    build::run(Profile::Dev)?;
    // Ctrl-C and SIGTERM end workerd too.
    let interrupted = Arc::new(AtomicBool::new(false));
    let signal = interrupted.clone();
    ctrlc::set_handler(move || signal.store(true, Ordering::Relaxed)).context("signals")?;
    // Its host is not the portal's, as in production: browsers then treat the two as unrelated.
    let provider = Provider::reserve("127.0.0.1", port.saturating_add(1)..=u16::MAX)?;
    let local = Local {
        host: "localhost",
        provider: &provider,
        scheduled: true,
        exchange: None,
        settings: &[],
    };
    let mut service = Workerd::start(Profile::Dev, data, Some(port), &local)?;
    provider.start(Some(&data.join("provider.log")))?;
    let address = format!("http://localhost:{port}");
    let (employee, code) = provider::credentials(DemoUser::Employee)?;
    let (administrator, _) = provider::credentials(DemoUser::Administrator)?;
    let (visitor, _) = provider::credentials(DemoUser::Visitor)?;
    let data = data.display();
    println!(
        "
The service runs.

  Portal         {address}
  Two phones     {address}/phone
  Sign in as     {employee}, an employee; {administrator}, an administrator;
                 or {visitor}, who has no role. Second factor: {code}
  A phone        cargo run --quiet -p phone -- --server {address} --keys {data}/keys new
                 … code, share, check in the same way
  Public keys    {data}/keys/manifest.pub.pem, {data}/keys/export.pub.pem
  Data and log   {data}, {data}/workerd.log

What may be published is published every minute. Ctrl-C ends it."
    );
    service.run_until(&interrupted)
}
