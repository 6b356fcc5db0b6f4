//! Batch signatures in the Cryptographic Message Syntax, made and verified by OpenSSL, as an
//! implementation that is independent of the service's own.

#![expect(clippy::expect_used, reason = "a test cannot go on without OpenSSL")]

use std::{fs, path::Path, process::Command, sync::LazyLock};

use tempfile::TempDir;
use xtask::efgs_keys::{EfgsKeys, KeyKind};

/// Keys and certificates of some countries, for all tests of a program: BE signs with P-384, DE
/// with RSA, DK and NL with P-256.
pub static SIGNERS: LazyLock<EfgsKeys> = LazyLock::new(|| {
    let countries = [
        ("BE", KeyKind::P384),
        ("DE", KeyKind::Rsa),
        ("DK", KeyKind::P256),
        ("NL", KeyKind::P256),
    ];
    let set = countries.map(|(code, kind)| (code.parse().expect("a country"), kind));
    EfgsKeys::create(&folder().keep(), &set).expect("keys")
});

/// The detached signature over `text` by the key `signer` of `keys`, DER; `options` are OpenSSL's.
///
/// # Panics
/// When OpenSSL does not sign.
pub fn sign(keys: &EfgsKeys, signer: &str, text: &[u8], options: &[&str]) -> Vec<u8> {
    let folder = folder();
    let input = write(folder.path(), "text", text);
    let mut command = openssl(
        keys,
        &["-sign", "-binary", "-md", "sha256", "-outform", "DER"],
    );
    let output = command
        .args(["-in", &input, "-signer", &format!("{signer}.crt.pem")])
        .args(["-inkey", &format!("{signer}.pem")])
        .args(options)
        .output()
        .expect("openssl runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl signs: {said}");
    output.stdout
}

/// Whether `signature` is one over `text` by the certificate `signer` of `keys`, which it carries
/// along.
///
/// # Panics
/// When OpenSSL does not run.
pub fn verifies(keys: &EfgsKeys, signer: &str, text: &[u8], signature: &[u8]) -> bool {
    let folder = folder();
    let content = write(folder.path(), "text", text);
    let input = write(folder.path(), "signature", signature);
    let mut command = openssl(
        keys,
        &["-verify", "-binary", "-inform", "DER", "-purpose", "any"],
    );
    let output = command
        .args(["-CAfile", &format!("{signer}.crt.pem")])
        .args(["-in", &input, "-content", &content])
        .output()
        .expect("openssl runs");
    // With signed attributes or without, OpenSSL gives the content back only when the signature
    // holds.
    output.status.success() && output.stdout == text
}

fn openssl(keys: &EfgsKeys, arguments: &[&str]) -> Command {
    let mut command = Command::new("openssl");
    command.current_dir(&keys.folder).arg("cms").args(arguments);
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let file = folder.join(name);
    fs::write(&file, bytes).expect("a file");
    file.display().to_string()
}
