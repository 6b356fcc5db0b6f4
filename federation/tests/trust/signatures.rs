//! Batch signatures, signing identities and certificates. The signatures by OpenSSL and Bouncy
//! Castle show that other countries' signatures are accepted.

use federation::{
    certificate::{Certificate, CertificateError, TrustAnchor},
    cms,
    signing_key::{IdentityError, SigningIdentity},
};
use proptest::prelude::*;
use rand::{SeedableRng as _, rngs::StdRng};
use shared::{Timestamp, base64};

use crate::fixtures::{anchor, bytes, certificate, identity, now, text};

/// The text that is signed in all signatures of the fixtures.
const TEXT: &[u8] = b"some text.";

fn is_accepted(signature: &[u8], signer: &str) -> bool {
    cms::verifies(signature, TEXT, &certificate(signer))
}

/// Replaces the part of `signature` that is `from` in hex, at its occurrence with this index.
fn changed(signature: &[u8], from: &str, index: usize, to: &str) -> Vec<u8> {
    let (from, to) = (hex::decode(from).unwrap(), hex::decode(to).unwrap());
    let mut starts = (0..signature.len()).filter(|start| signature[*start..].starts_with(&from));
    let start = starts.nth(index).unwrap();
    [&signature[..start], &to, &signature[start + from.len()..]].concat()
}

#[test]
fn our_signatures_are_accepted_with_the_signers_certificate_only() {
    for name in ["BE", "DE"] {
        let mut random = StdRng::seed_from_u64(1);
        let signature = cms::sign(TEXT, &identity(name), &mut random).unwrap();
        let verifies = |text, signer| cms::verifies(&signature, text, &certificate(signer));
        assert!(verifies(TEXT, name), "{name}");
        assert!(!verifies(b"some texT.", name), "{name}");
        assert!(!verifies(TEXT, "DK"), "{name}");
        // The gateway's column for signatures has 8,000 characters.
        assert!(base64::encode(&signature).len() < 4_000);
    }
}

#[test]
fn signatures_by_openssl_are_accepted_with_every_key_and_hash_function() {
    for (name, signer) in [
        ("p256", "BE"),
        ("p384-sha256", "IE"),
        ("p384-sha384", "IE"),
        ("p384-sha512", "IE"),
        ("rsa-sha256", "DE"),
        ("rsa-sha384", "DE"),
        ("rsa-sha512", "DE"),
    ] {
        let signature = bytes(&format!("{name}.cms"));
        assert!(is_accepted(&signature, signer), "{name}");
        assert!(!is_accepted(&signature, "DK"), "{name}");
        let other_text = cms::verifies(&signature, b"some texT.", &certificate(signer));
        assert!(!other_text, "{name}");
    }
}

#[test]
fn signatures_with_the_indefinite_lengths_of_bouncy_castle_are_accepted() {
    let signer = certificate("bouncy-castle");
    for name in ["bouncy-castle.cms", "bouncy-castle-without-attributes.cms"] {
        let signature = bytes(name);
        assert_eq!(signature[..2], [0x30, 0x80]);
        assert!(cms::verifies(&signature, TEXT, &signer));
        assert!(!cms::verifies(&signature, b"some texT.", &signer));
        assert!(!is_accepted(&signature, "DE"));
        let cut = &signature[..signature.len() - 2];
        assert!(!cms::verifies(cut, TEXT, &signer));
        let longer = [&signature[..], &[0, 0]].concat();
        assert!(!cms::verifies(&longer, TEXT, &signer));
    }
}

#[test]
fn signed_attributes_may_come_in_another_order_than_they_are_signed_in() {
    let mut random = StdRng::seed_from_u64(1);
    let signature = cms::sign(TEXT, &identity("BE"), &mut random).unwrap();
    // The attributes content-type and message-digest follow each other.
    let kind = hex::decode("301806092a864886f70d010903310b06092a864886f70d010701").unwrap();
    let start = signature.windows(kind.len()).position(|part| part == kind);
    let middle = start.unwrap() + kind.len();
    let end = middle + 2 + usize::from(signature[middle + 1]);
    let swapped = [
        &signature[..start.unwrap()],
        &signature[middle..end],
        &kind,
        &signature[end..],
    ]
    .concat();
    assert_ne!(swapped, signature);
    assert!(is_accepted(&swapped, "BE"));
}

#[test]
fn only_a_detached_signature_over_data_by_one_signer_is_accepted() {
    for name in ["attached", "streamed", "other-content-type", "two-signers"] {
        assert!(!is_accepted(&bytes(&format!("{name}.cms")), "BE"), "{name}");
    }
}

#[test]
fn the_content_type_must_be_the_signed_one() {
    // The type of the content is changed to that of data, but not the signed attribute.
    let signature = bytes("other-content-type.cms");
    let (signed_data, data) = ("2a864886f70d010702", "2a864886f70d010701");
    assert!(!is_accepted(
        &changed(&signature, signed_data, 1, data),
        "BE"
    ));
}

#[test]
fn a_hash_function_is_neither_weak_nor_another_one_than_that_of_the_signature_algorithm() {
    assert!(!is_accepted(&bytes("sha1.cms"), "BE"));
    let ecdsa_with = |hash: u8| format!("2a8648ce3d0403{hash:02x}");
    for (name, signer, index, hash) in [
        ("p256", "BE", 2, 2),
        ("p384-sha384", "IE", 2, 3),
        ("p384-sha512", "IE", 0, 4),
    ] {
        let signature = bytes(&format!("{name}.cms"));
        for other in 2..=4 {
            let changed = changed(&signature, &ecdsa_with(hash), index, &ecdsa_with(other));
            assert_eq!(
                is_accepted(&changed, signer),
                other == hash,
                "{name} {other}"
            );
        }
    }
    // The algorithm may name the key alone, or the hash function too.
    let rsa_with = |hash: u8| format!("2a864886f70d0101{hash:02x}");
    for (name, index, hash) in [
        ("rsa-sha256", 0, 11),
        ("rsa-sha384", 1, 12),
        ("rsa-sha512", 1, 13),
    ] {
        let signature = bytes(&format!("{name}.cms"));
        for other in 11..=13 {
            let changed = changed(&signature, &rsa_with(1), index, &rsa_with(other));
            assert_eq!(is_accepted(&changed, "DE"), other == hash, "{name} {other}");
        }
    }
}

#[test]
fn a_damaged_signature_is_refused() {
    let good = bytes("p256.cms");
    assert!(is_accepted(&good, "BE"));
    for length in 0..good.len() {
        assert!(!is_accepted(&good[..length], "BE"));
    }
    let mut refused = 0;
    for index in 0..good.len() {
        let mut changed = good.clone();
        changed[index] ^= 1;
        refused += usize::from(!is_accepted(&changed, "BE"));
    }
    // Changes of the included certificate do not matter; those of the signature do.
    assert!(refused > 250, "{refused} of {}", good.len());
}

#[test]
fn deeply_nested_values_are_refused() {
    assert!(!is_accepted(&[0x30, 0x80].repeat(100_000), "BE"));
    let mut nested = vec![0x05, 0];
    for _ in 0..10_000 {
        let length = u32::try_from(nested.len()).unwrap().to_be_bytes();
        nested = [&[0x30, 0x84][..], &length, &nested].concat();
    }
    assert!(!is_accepted(&nested, "BE"));
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_panic(
        bytes: Vec<u8>,
        index: prop::sample::Index,
        byte: u8,
        certificate in "\\PC*",
    ) {
        prop_assert!(!is_accepted(&bytes, "BE"));
        let mut changed = crate::fixtures::bytes("bouncy-castle.cms");
        let index = index.index(changed.len());
        changed[index] = byte;
        let _ = is_accepted(&changed, "BE");
        prop_assert!(Certificate::from_pem(&certificate).is_err());
    }
}

#[test]
fn a_key_is_accepted_only_with_its_own_certificate() {
    let error = |key: &str, certificate: &str| {
        SigningIdentity::from_pem(&text(key), &text(certificate))
            .map(|_| ())
            .err()
    };
    for (key, certificate, expected) in [
        ("DE.pem", "DE.crt.pem", None),
        ("BE.pem", "BE.crt.pem", None),
        ("BE.pem", "DK.crt.pem", Some(IdentityError::Mismatch)),
        ("BE.pem", "DE.crt.pem", Some(IdentityError::Mismatch)),
        ("BE.crt.pem", "BE.crt.pem", Some(IdentityError::Key)),
        ("BE.pem", "BE.pem", Some(IdentityError::Certificate)),
    ] {
        assert_eq!(error(key, certificate), expected, "{key} {certificate}");
    }
    assert_eq!(identity("DE").certificate().country(), "DE".parse().ok());
}

#[test]
fn a_certificate_has_exactly_one_country() {
    assert_eq!(certificate("DE").country(), "DE".parse().ok());
    assert_eq!(certificate("anchor").country(), None);
    assert_eq!(certificate("two-countries").country(), None);
}

#[test]
fn a_certificate_is_valid_from_its_first_to_its_last_second() {
    let certificate = certificate("bouncy-castle");
    for (time, expected) in [
        ("1969-12-31T23:59:59Z", false),
        ("2026-11-25T08:35:21Z", false),
        ("2026-11-25T08:35:22Z", true),
        ("2036-11-22T08:35:22Z", true),
        ("2036-11-22T08:35:23Z", false),
    ] {
        let time: Timestamp = time.parse().unwrap();
        assert_eq!(certificate.is_valid(time), expected, "{time}");
    }
}

#[test]
fn a_certificate_is_read_however_its_lines_are_broken() {
    let pem = text("BE.crt.pem");
    let is_read = |pem: &str| Certificate::from_pem(pem).is_ok();
    let (first, rest) = pem.split_once('\n').unwrap();
    for good in [
        pem.replace('\n', "\r\n"),
        format!("{first}{}", rest.replace('\n', "")),
        format!("A certificate\n{pem}{}", text("DE.crt.pem")),
    ] {
        assert!(is_read(&good), "{good}");
    }
    for bad in [
        "",
        first,
        rest,
        &pem.replace("END", "BEGIN"),
        &pem.replace('M', "*"),
    ] {
        assert!(!is_read(bad), "{bad}");
    }
}

#[test]
fn the_operator_signs_certificates_with_the_hash_function_of_its_own_certificate() {
    let pem = text("BE.crt.pem");
    for (name, signature) in [
        ("anchor", "BE.operator-signature"),
        ("anchor-p384", "BE.operator-signature-p384"),
        ("anchor-rsa", "BE.operator-signature-rsa"),
    ] {
        let (anchor, signature) = (anchor(name), text(signature));
        assert!(anchor.has_signed(&pem, &signature), "{name}");
        assert!(!anchor.has_signed(&format!("{pem}\n"), &signature));
        assert!(!anchor.has_signed(&pem, &text("DE.operator-signature")));
        assert!(!anchor.has_signed(&pem, ""));
        assert!(!anchor.has_signed(&pem, "*"));
    }
    let no_anchor = TrustAnchor::from_pem(&text("BE.pem")).err();
    assert_eq!(no_anchor, Some(CertificateError));
    assert!(certificate("anchor").is_valid(now()));
}
