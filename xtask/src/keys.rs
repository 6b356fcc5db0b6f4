//! `cargo xtask keys`: the signing keys of an installation, made once and kept as PEM files that
//! OpenSSL reads.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use ed25519_dalek::pkcs8::{EncodePrivateKey as _, KeypairBytes, spki::der::pem::LineEnding};
use fs_err::{self as fs, os::unix::fs::OpenOptionsExt as _};
use shared::publication::signing;

use crate::Result;

/// An installation's keys.
pub struct Keys {
    /// Where they lie: `manifest.pem`, `export.pem`, and their public halves `….pub.pem`.
    pub folder: PathBuf,
    /// The secret key of documents, PKCS#8 PEM.
    pub manifest: String,
    /// The secret key of exposure key sets, PKCS#8 PEM.
    pub export: String,
}

/// Makes the keys in `data/keys` that are missing.
pub fn create(data: &Path) -> Result<Keys> {
    let folder = data.join("keys");
    fs::create_dir_all(&folder)?;
    let manifest = key(&folder, "manifest", || {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).context("random bytes")?;
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        // The form without the public key, the only one that OpenSSL 3 reads.
        let secret = KeypairBytes {
            secret_key: seed,
            public_key: None,
        };
        Ok((
            secret
                .to_pkcs8_pem(LineEnding::LF)
                .context("the manifest key")?
                .to_string(),
            signing::manifest_verifying_key_pem(&key.verifying_key())
                .context("the manifest key")?,
        ))
    })?;
    let export = key(&folder, "export", || {
        let key = p256_key()?;
        Ok((
            key.to_pkcs8_pem(LineEnding::LF)
                .context("the export key")?
                .to_string(),
            signing::export_verifying_key_pem(&key.public_key().into())
                .context("the export key")?,
        ))
    })?;
    Ok(Keys {
        folder,
        manifest,
        export,
    })
}

fn p256_key() -> Result<p256::SecretKey> {
    // Of all 32-byte strings, one in 2³² is no P-256 key.
    for _ in 0..4 {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("random bytes")?;
        if let Ok(key) = p256::SecretKey::from_slice(&bytes) {
            return Ok(key);
        }
    }
    bail!("the system gives no random bytes")
}

/// The secret key `name`, made by `make` (secret and public PEM) if it is missing.
fn key(
    folder: &Path,
    name: &str,
    make: impl FnOnce() -> Result<(String, String)>,
) -> Result<String> {
    let secret_file = folder.join(format!("{name}.pem"));
    if secret_file.exists() {
        return Ok(fs::read_to_string(&secret_file)?);
    }
    let (secret, public) = make()?;
    let public_file = folder.join(format!("{name}.pub.pem"));
    fs::write(&public_file, public)?;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&secret_file)
        .and_then(|mut file| file.write_all(secret.as_bytes()))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt as _, process::Command};

    use super::*;

    #[test]
    fn keys_are_made_once_and_openssl_reads_them() {
        let data = tempfile::tempdir().unwrap();
        let first = create(data.path()).unwrap();
        let second = create(data.path()).unwrap();
        assert_eq!(first.manifest, second.manifest);
        assert_eq!(first.export, second.export);
        for name in ["manifest", "export"] {
            let secret = first.folder.join(format!("{name}.pem"));
            let public = first.folder.join(format!("{name}.pub.pem"));
            assert_eq!(
                fs::metadata(&secret).unwrap().permissions().mode() & 0o777,
                0o600
            );
            let derived = Command::new("openssl")
                .args(["pkey", "-pubout", "-in"])
                .arg(&secret)
                .output()
                .unwrap();
            assert_eq!(
                String::from_utf8(derived.stdout).unwrap(),
                fs::read_to_string(public).unwrap()
            );
        }
    }
}
