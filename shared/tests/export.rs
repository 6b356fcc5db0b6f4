//! Exposure key sets: those of Google's servers and phones are read, those of this service contain
//! the keys that were given, and a changed bit is refused.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use proptest::prelude::*;
use shared::{
    keys::{
        conversion::{DiagnosisKey, Infectiousness},
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    publication::{
        export,
        export::{ExportError, ExportSettings, ExposureKeySet, Window},
        signing,
    },
    time::Interval,
};

const TWO_KEYS: &[u8] = include_bytes!("fixtures/google-export-2-keys.zip");
const TWO_KEYS_PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEml59itec9qzwVojreLXdPNRsUWzfYHc1cKvIIi6/H56A\
    JS/kZEYQnfDpxrgyGhdAm+pNN2GAJ3XdnQZ1Sk4amg==";
const MANY_KEYS: &[u8] = include_bytes!("fixtures/google-export-140-keys.zip");
const MANY_KEYS_PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE49JY6kekDgxj3Crm4y6kEHdfoKQFSNDM4mV9cgDb+e5n\
    OAw0GeRoRThCu9/wX5wDT2QloFoOjl2pGZHI0f3C3w==";

fn public_key(spki: &str) -> signing::ExportVerifyingKey {
    let lines: Vec<String> = spki
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    );
    signing::export_verifying_key(&pem).unwrap()
}

fn our_key() -> signing::ExportSigningKey {
    signing::export_signing_key(include_str!("fixtures/p256.pem")).unwrap()
}

fn settings() -> ExportSettings {
    ExportSettings {
        region: "NL".to_owned(),
        key_id: "204".to_owned(),
        key_version: "v1".to_owned(),
    }
}

fn window() -> Window {
    Window {
        start: "2026-11-22T10:00:00Z".parse().unwrap(),
        end: "2026-11-23T10:00:00Z".parse().unwrap(),
    }
}

fn key(number: u8) -> DiagnosisKey {
    DiagnosisKey {
        key: TemporaryExposureKey {
            data: KeyData::from_bytes([number; 16]),
            rolling_start: Interval::new(2_992_032),
            rolling_period: RollingPeriod::new(i64::from(number % 144) + 1).unwrap(),
        },
        infectiousness: Infectiousness::Before,
    }
}

#[test]
fn the_file_of_googles_server_is_read() {
    let set = ExposureKeySet::open(TWO_KEYS, &public_key(TWO_KEYS_PUBLIC)).unwrap();
    let header = set.header();
    assert_eq!(header.window.start.as_second(), 1_590_159_600);
    assert_eq!(header.window.end.as_second(), 1_590_246_000);
    assert_eq!(
        (&*header.region, &*header.key_id, &*header.key_version),
        ("US", "some_id", "1")
    );
    let keys: Vec<_> = set
        .messages()
        .iter()
        .map(|key| {
            (
                key.key_data.as_deref().unwrap()[0],
                key.transmission_risk_level(),
                key.rolling_start_interval_number(),
                key.rolling_period(),
            )
        })
        .collect();
    assert_eq!(keys, [(0x17, 8, 2_649_980, 1), (0x2b, 1, 2_649_866, 114)]);
}

#[test]
fn the_file_of_googles_phones_is_read() {
    let set = ExposureKeySet::open(MANY_KEYS, &public_key(MANY_KEYS_PUBLIC)).unwrap();
    assert_eq!(set.messages().len(), 140);
    assert_eq!(set.header().key_id, "310");
    let wrong_key = ExposureKeySet::open(MANY_KEYS, &public_key(TWO_KEYS_PUBLIC));
    assert_eq!(wrong_key.err(), Some(ExportError::Signature));
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    for (zip, public) in [(TWO_KEYS, TWO_KEYS_PUBLIC), (MANY_KEYS, MANY_KEYS_PUBLIC)] {
        let key = public_key(public);
        let bin = entry(zip, "export.bin");
        let sig = entry(zip, "export.sig");
        assert!(ExposureKeySet::open(&packed(&bin, &sig), &key).is_ok());
        for place in 0..bin.len() {
            assert!(ExposureKeySet::open(&packed(&flipped(&bin, place), &sig), &key).is_err());
        }
        for place in 0..sig.len() {
            assert!(ExposureKeySet::open(&packed(&bin, &flipped(&sig, place)), &key).is_err());
        }
    }
}

fn flipped(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[place] ^= 1 << (place % 8);
    flipped
}

#[test]
fn a_damaged_zip_never_gives_other_keys() {
    let key = public_key(TWO_KEYS_PUBLIC);
    let original = ExposureKeySet::open(TWO_KEYS, &key).unwrap();
    for place in 0..TWO_KEYS.len() {
        if let Ok(set) = ExposureKeySet::open(&flipped(TWO_KEYS, place), &key) {
            assert_eq!(set.messages(), original.messages());
        }
    }
}

#[test]
fn a_third_entry_is_refused() {
    let key = public_key(TWO_KEYS_PUBLIC);
    let mut zip = zip_of(&[
        ("export.bin", &entry(TWO_KEYS, "export.bin")),
        ("export.sig", &entry(TWO_KEYS, "export.sig")),
    ]);
    assert!(ExposureKeySet::open(&zip, &key).is_ok());
    zip = zip_of(&[
        ("export.bin", &entry(TWO_KEYS, "export.bin")),
        ("export.sig", &entry(TWO_KEYS, "export.sig")),
        ("content.sig", b"x"),
    ]);
    assert!(ExposureKeySet::open(&zip, &key).is_err());
}

fn packed(bin: &[u8], sig: &[u8]) -> Vec<u8> {
    zip_of(&[("export.bin", bin), ("export.sig", sig)])
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::DEFAULT;
    for (name, content) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_file_contains_the_given_keys_sorted() {
    let signing_key = our_key();
    let mut keys = [key(9), key(3), key(200), key(1)];
    let zip = export::build(&mut keys, window(), &settings(), &signing_key).unwrap();
    let set = ExposureKeySet::open(&zip, signing_key.verifying_key()).unwrap();
    assert_eq!(set.header().window, window());
    assert_eq!(set.header().region, "NL");
    assert_eq!(set.header().key_id, "204");
    let found: Vec<_> = set.diagnosis_keys().collect();
    assert_eq!(found, [key(1), key(3), key(9), key(200)]);
    // The order of the uploads does not show.
    let mut other_order = [key(1), key(200), key(9), key(3)];
    let other = export::build(&mut other_order, window(), &settings(), &signing_key).unwrap();
    assert_eq!(zip, other);
}

#[test]
fn a_file_of_many_keys_is_read() {
    let mut keys: Vec<_> = (0..10_000_u32)
        .map(|number| {
            let mut key = key(1);
            let mut data = [0; 16];
            data[..4].copy_from_slice(&number.to_be_bytes());
            key.key.data = KeyData::from_bytes(data);
            key
        })
        .collect();
    let signing_key = our_key();
    let zip = export::build(&mut keys, window(), &settings(), &signing_key).unwrap();
    let set = ExposureKeySet::open(&zip, signing_key.verifying_key()).unwrap();
    assert!(set.diagnosis_keys().eq(keys));
}

#[test]
fn the_bytes_of_a_file_stay_as_they_are() {
    // Pins the format of `export.bin`: a file must always be built with the same bytes.
    let mut keys = [key(2), key(1)];
    let zip = export::build(&mut keys, window(), &settings(), &our_key()).unwrap();
    let bin = entry(&zip, "export.bin");
    assert_eq!(
        hex::encode(bin),
        "454b204578706f7274207631202020200920bd026b0000000011a00e046b000000001a024e4c2001\
         2801321e1a02763122033230342a13312e322e3834302e31303034352e342e332e323a1f0a100101\
         0101010101010101010101010101100218a0cfb6012002280130033a1f0a10020202020202020202\
         02020202020202100218a0cfb601200328013003"
    );
}

fn entry(zip: &[u8], name: &str) -> Vec<u8> {
    use std::io::Read as _;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut content = Vec::new();
    zip.by_name(name)
        .unwrap()
        .read_to_end(&mut content)
        .unwrap();
    content
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_panic(bytes: Vec<u8>) {
        prop_assert!(ExposureKeySet::open(&bytes, our_key().verifying_key()).is_err());
    }

    #[test]
    fn a_cut_off_file_is_refused(length in 0..TWO_KEYS.len()) {
        let cut = &TWO_KEYS[..length];
        prop_assert!(ExposureKeySet::open(cut, &public_key(TWO_KEYS_PUBLIC)).is_err());
    }
}
