//! The ports that services listen on in local runs and tests.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    ops::Range,
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context as _, anyhow};

use crate::Result;

/// The ports to choose from: below those that systems take for outgoing connections, so that none
/// is taken between the check and the start of a service, nor while a service restarts.
const PORTS: Range<u16> = 16_384..32_768;

/// An address that is reached from this machine alone.
pub fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Whether a service could listen on `port`. If not, the sentence says what to do.
pub fn check(port: u16) -> Result {
    TcpListener::bind(loopback(port))
        .map(|_| ())
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => {
                anyhow!("port {port} is in use; choose another one with --port")
            }
            _ => {
                anyhow!("port {port} cannot be used ({error}); choose another one with --port")
            }
        })
}

/// A free port that this process has not been given before.
pub fn free() -> Result<u16> {
    static GIVEN: AtomicUsize = AtomicUsize::new(0);
    // Programs that run at the same time begin at different places.
    let first = process::id() as usize * 101;
    PORTS
        .map(|_| first + GIVEN.fetch_add(1, Ordering::Relaxed))
        .filter_map(|given| PORTS.clone().nth(given % PORTS.len()))
        .find(|port| check(*port).is_ok())
        .context("there is no free port for the service")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_port_is_given_twice_nor_while_it_is_in_use() {
        let first = free().unwrap();
        // Taken by this process or by another one.
        let _next = TcpListener::bind(loopback(first + 1));
        let ports: HashSet<_> = (0..100).map(|_| free().unwrap()).collect();
        assert_eq!(ports.len(), 100);
        assert!(!ports.contains(&first) && !ports.contains(&(first + 1)));
    }
}
