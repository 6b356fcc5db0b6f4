//! Keys, certificates and signatures of two countries and more, which `make.sh` made.

use std::{fs, path::Path};

use federation::{
    certificate::{Certificate, TrustAnchor},
    signing_key::SigningIdentity,
};
use shared::Timestamp;

pub fn bytes(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fs::read(folder.join(name)).unwrap()
}

pub fn text(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap()
}

pub fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&text(&format!("{name}.crt.pem"))).unwrap()
}

pub fn anchor(name: &str) -> TrustAnchor {
    TrustAnchor::from_pem(&text(&format!("{name}.crt.pem"))).unwrap()
}

pub fn identity(name: &str) -> SigningIdentity {
    let certificate = text(&format!("{name}.crt.pem"));
    SigningIdentity::from_pem(&text(&format!("{name}.pem")), &certificate).unwrap()
}

/// A time at which all certificates are valid.
pub fn now() -> Timestamp {
    "2027-01-01T12:00:00Z".parse().unwrap()
}
