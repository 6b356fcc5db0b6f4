//! `cargo xtask dev`: everything on this machine.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    Context as _, Result,
    build::{self, Profile},
    workerd::{self, Workerd},
};

/// Sets up, builds and serves until it is interrupted.
pub fn run(port: u16, data: &Path) -> Result {
    // Said now rather than after a first build of some minutes.
    workerd::check_port(port)?;
    build::run(Profile::Dev)?;
    // Ctrl-C and a polite kill end workerd too.
    let interrupted = Arc::new(AtomicBool::new(false));
    let signal = interrupted.clone();
    ctrlc::set_handler(move || signal.store(true, Ordering::Relaxed)).context("signals")?;
    let mut service = Workerd::start(Profile::Dev, data, Some(port), None)?;
    let address = format!("http://localhost:{port}");
    let data = data.display();
    println!(
        "
The service runs.

  Portal         {address}
  Two phones     {address}/phone
  A phone        cargo run --quiet -p phone -- --server {address} --keys {data}/keys new
                 … code, share, check in the same way
  Public keys    {data}/keys/manifest.pub.pem, {data}/keys/export.pub.pem
  Data and log   {data}, {data}/workerd.log

What may be published is published every minute. Ctrl-C ends it."
    );
    service.run_until(&interrupted)
}
