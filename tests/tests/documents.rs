//! The documents and files in the manifest: their signatures, content ids and cache headers.

#![expect(clippy::unwrap_used, reason = "tests")]

use shared::publication::{
    content,
    content::{ContentId, Manifest},
    documents::{AppConfig, ResourceBundle, RiskCalculationParameters},
};
use tests::{System, header};

#[test]
fn every_file_of_the_manifest_is_signed_content_addressed_and_cacheable() {
    let system = System::start();
    system.validated_phone(1);
    system.run_job("publish");

    let key = system.verifying_keys().manifest;
    let bytes = system
        .get("v6/manifest", &[])
        .into_body()
        .read_to_vec()
        .unwrap();
    let manifest: Manifest = content::open(&bytes, &key).unwrap();
    let document = |kind: &str, id| {
        let bytes = fetch(&system, &format!("v6/{kind}/{id}"), id);
        // An id belongs to one kind of file.
        let elsewhere = system.get(&format!("v6/exposurekeyset/{id}"), &[]);
        assert_eq!(elsewhere.status(), 404, "{kind}");
        bytes
    };
    let bytes = document("appconfig", manifest.app_config);
    content::open::<AppConfig>(&bytes, &key).unwrap();
    let bytes = document("resourcebundle", manifest.resource_bundle);
    content::open::<ResourceBundle>(&bytes, &key).unwrap();
    let bytes = document(
        "riskcalculationparameters",
        manifest.risk_calculation_parameters,
    );
    content::open::<RiskCalculationParameters>(&bytes, &key).unwrap();
    let paths: Vec<_> = manifest
        .exposure_key_sets
        .iter()
        .map(|id| format!("v6/exposurekeyset/{id}"))
        .collect();
    assert_eq!(system.index(), paths);
    for id in manifest.exposure_key_sets {
        fetch(&system, &format!("v6/exposurekeyset/{id}"), id);
    }
}

/// The file `id` at `path`, whose headers are checked.
fn fetch(system: &System, path: &str, id: ContentId) -> Vec<u8> {
    let etag = format!("\"{id}\"");
    let answer = system.get(path, &[]);
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "etag"), etag);
    assert_eq!(header(&answer, "content-type"), "application/zip");
    let kept = header(&answer, "cache-control");
    let seconds: i64 = kept
        .strip_prefix("public, immutable, max-age=")
        .unwrap()
        .parse()
        .unwrap();
    // 14 days for a document; less for a file: the oldest upload in it, perhaps a synthetic one,
    // was up to eight hours ago, and its time is rounded down by up to four.
    assert!((1_166_400..=1_209_600).contains(&seconds), "{kept}");
    let bytes = answer.into_body().read_to_vec().unwrap();
    assert_eq!(ContentId::of(&bytes), id);

    let head = system.agent().head(system.url(path)).call().unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(
        head.headers().get("content-length").unwrap(),
        &bytes.len().to_string()
    );
    assert_eq!(system.get(path, &[("if-none-match", &etag)]).status(), 304);
    bytes
}
