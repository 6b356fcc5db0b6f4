//! The keys and certificates of a gateway, its operator and several countries, for tests and trials
//! of the exchange with other countries. OpenSSL makes and reads all of them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use fs_err as fs;
use shared::{base64, country::Country};

use crate::{Result, process};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyKind {
    /// EC P-256.
    P256,
    /// EC P-384. This service verifies with such keys, and signs with the others.
    P384,
    /// RSA of 3,072 bits.
    Rsa,
}

/// The set: `trust-anchor`, `ca`, `gateway`, and of each country `XX/authentication` and
/// `XX/signing`, each a secret key `….pem` and a certificate `….crt.pem`;
/// `XX/signing.operator-signature` is the operator's signature over the certificate, base64.
pub struct EfgsKeys {
    /// Its folder.
    pub folder: PathBuf,
}

/// How long the certificates are valid.
const DAYS: &str = "3650";

/// Without the extensions that OpenSSL's own configuration would add.
const CONFIGURATION: &str = "[req]\ndistinguished_name = name\n[name]\n";

impl EfgsKeys {
    /// Makes in `folder` the keys and certificates that are missing, for `countries` with the
    /// kinds of their signing keys.
    pub fn create(folder: &Path, countries: &[(Country, KeyKind)]) -> Result<Self> {
        process::find("openssl").context("openssl is missing; install it")?;
        fs::create_dir_all(folder)?;
        let configuration = folder.join("openssl.cnf");
        fs::write(&configuration, CONFIGURATION)?;
        let set = Self {
            folder: folder.to_path_buf(),
        };
        set.make(
            "trust-anchor",
            KeyKind::P256,
            "/O=Gateway/CN=Trust anchor",
            &[],
        )?;
        let authority = ["-addext", "basicConstraints=critical,CA:TRUE"];
        set.make("ca", KeyKind::P256, "/O=Gateway/CN=Authority", &authority)?;
        let names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
        set.make_signed("gateway", "/O=Gateway/CN=localhost", &["-addext", names])?;
        for (country, kind) in countries {
            set.add_country(*country, *kind)?;
        }
        Ok(set)
    }

    fn add_country(&self, country: Country, kind: KeyKind) -> Result {
        let place = self.folder.join(country.code());
        fs::create_dir_all(&place)?;
        let subject = |use_: &str| format!("/C={country}/O=Health authority/CN={use_}");
        let name = format!("{country}/authentication");
        self.make_signed(&name, &subject("Authentication"), &[])?;
        let name = format!("{country}/signing");
        self.make(&name, kind, &subject("Signing"), &[])?;
        self.vouch_for(&name)
    }

    /// The text of a file of the set.
    pub fn read(&self, name: &str) -> Result<String> {
        Ok(fs::read_to_string(self.folder.join(name))?)
    }

    /// Makes the key `name` and its certificate, if they are missing. It signs that itself,
    /// unless `options`, which are OpenSSL's, name an authority.
    pub fn make(&self, name: &str, kind: KeyKind, subject: &str, options: &[&str]) -> Result {
        if self.path(name, "crt.pem").exists() {
            return Ok(());
        }
        let mut genpkey = self.openssl(&["genpkey"]);
        genpkey.args(match kind {
            KeyKind::P256 => ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            KeyKind::P384 => ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            KeyKind::Rsa => ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
        });
        run(genpkey.arg("-out").arg(self.path(name, "pem")))?;
        let mut certificate = self.openssl(&["req", "-x509", "-new", "-sha256", "-days", DAYS]);
        certificate
            .args(["-config", "openssl.cnf", "-subj", subject])
            .args(options)
            .arg("-key")
            .arg(self.path(name, "pem"));
        run(certificate.arg("-out").arg(self.path(name, "crt.pem")))?;
        Ok(())
    }

    /// Makes the key `name` and a certificate that the authority signs.
    fn make_signed(&self, name: &str, subject: &str, options: &[&str]) -> Result {
        let authority = [
            "-CA",
            "ca.crt.pem",
            "-CAkey",
            "ca.pem",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ];
        self.make(
            name,
            KeyKind::P256,
            subject,
            &[&authority, options].concat(),
        )
    }

    /// Signs the certificate `name` as the gateway's operator.
    pub fn vouch_for(&self, name: &str) -> Result {
        let mut sign = self.openssl(&["dgst", "-sha256", "-sign", "trust-anchor.pem"]);
        let signature = run(sign.arg(self.path(name, "crt.pem")))?;
        let file = self.path(name, "operator-signature");
        Ok(fs::write(file, base64::encode(&signature))?)
    }

    fn path(&self, name: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{name}.{extension}"))
    }

    fn openssl(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("openssl");
        command.current_dir(&self.folder).args(arguments);
        command
    }
}

/// Runs OpenSSL, and gives what it prints.
fn run(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.output().context("openssl")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "openssl: {said}");
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_set_is_made_once_and_openssl_verifies_it() {
        let folder = tempfile::tempdir().unwrap();
        let countries = [
            (Country::NETHERLANDS, KeyKind::P256),
            ("DE".parse().unwrap(), KeyKind::P384),
        ];
        let set = EfgsKeys::create(folder.path(), &countries).unwrap();
        let names = [
            "trust-anchor",
            "ca",
            "gateway",
            "NL/authentication",
            "NL/signing",
            "DE/signing",
        ];
        let read = |set: &EfgsKeys| -> HashSet<String> {
            let texts = names
                .iter()
                .map(|name| set.read(&format!("{name}.crt.pem")).unwrap());
            texts.collect()
        };
        let first = read(&set);
        assert_eq!(first.len(), names.len());
        assert_eq!(
            read(&EfgsKeys::create(folder.path(), &countries).unwrap()),
            first
        );
        for name in ["gateway", "NL/authentication", "DE/authentication"] {
            let certificate = format!("{name}.crt.pem");
            run(&mut set.openssl(&["verify", "-CAfile", "ca.crt.pem", &certificate])).unwrap();
        }
        let signature = set.read("DE/signing.operator-signature").unwrap();
        let signature = base64::decode_vec(&signature).unwrap();
        fs::write(folder.path().join("signature"), signature).unwrap();
        run(&mut set.openssl(&[
            "x509",
            "-in",
            "trust-anchor.crt.pem",
            "-pubkey",
            "-noout",
            "-out",
            "anchor.pub",
        ]))
        .unwrap();
        let mut verify = set.openssl(&["dgst", "-sha256", "-verify", "anchor.pub"]);
        run(verify.args(["-signature", "signature", "DE/signing.crt.pem"])).unwrap();
    }
}
