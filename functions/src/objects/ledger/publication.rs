//! The publication job: from the Intakes to the files that phones download (design §2.5).
//!
//! The job may be killed at any point, and the next run completes it without losing or repeating a
//! key: keys that an Intake still has are pulled again and recognised by their data; a file that
//! was planned is built again with the same bytes; a file that was built but not marked is written
//! again under the same name.

use shared::{
    Timestamp,
    api::{self, FileKind},
    enrolment::intake::IntakeNumber,
    publication::{
        content,
        content::{ContentId, Manifest},
        export,
    },
    time::{retention, shift},
};
use worker::Env;

use super::store::LedgerStore;
use crate::{
    objects::intake::calls::{Confirm, Release},
    platform::{
        call::Call as _,
        content_store::{ContentStore, MIN_TTL},
        failure::{Failure, Result},
        random, settings,
    },
};

/// The documents that phones read beside the keys, as they are published.
const DOCUMENTS: [(FileKind, &str); 3] = [
    (
        FileKind::RiskCalculationParameters,
        include_str!("../../../content/riskcalculationparameters.json"),
    ),
    (
        FileKind::AppConfig,
        include_str!("../../../content/appconfig.json"),
    ),
    (
        FileKind::ResourceBundle,
        include_str!("../../../content/resourcebundle.json"),
    ),
];

/// Publishes what may be published at `now`.
pub async fn run(store: &LedgerStore, env: &Env, now: Timestamp) -> Result<()> {
    store.expire(now)?;
    for number in IntakeNumber::all() {
        pull(store, env, number, now).await?;
    }
    store.plan_files(now, &mut random::generator()?)?;
    let content = ContentStore::of(env)?;
    write_files(store, env, &content, now).await?;
    write_manifest(store, env, &content, now).await
}

/// Deletes expired keys and files, and removes the files from the manifest.
pub async fn expire(store: &LedgerStore, env: &Env, now: Timestamp) -> Result<()> {
    if store.expire(now)? {
        write_manifest(store, env, &ContentStore::of(env)?, now).await?;
    }
    Ok(())
}

/// Moves the keys of an Intake that may be published into the Ledger.
async fn pull(store: &LedgerStore, env: &Env, number: IntakeNumber, now: Timestamp) -> Result<()> {
    let mut after = None;
    loop {
        let released = Release { after }.send(env, number, now).await?;
        for uploads in &released.persons {
            store.keys.insert_person(uploads)?;
        }
        // The Intake may delete the keys only when the Ledger has them: the platform sends this
        // call when the insertion is on disk.
        if !released.persons.is_empty() {
            let uploads = released.persons.iter().flatten();
            let uploads = uploads.map(|upload| upload.id).collect();
            Confirm { uploads }.send(env, number, now).await?;
        }
        match released.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Builds and writes the files that are planned and not yet written.
async fn write_files(
    store: &LedgerStore,
    env: &Env,
    content: &ContentStore,
    now: Timestamp,
) -> Result<()> {
    let config = settings::phone(env)?;
    for file in store.files.planned()? {
        let mut keys = store.keys.of_file(file.number)?;
        let zip = export::build(
            &mut keys,
            file.window,
            &config.export,
            &config.export_signing_key,
        )
        .map_err(Failure::internal)?;
        drop(keys);
        let id = ContentId::of(&zip);
        content
            .put_file(FileKind::ExposureKeySet, id, &zip, file.expires_at, now)
            .await?;
        store.files.mark_written(file.number, id)?;
    }
    Ok(())
}

/// Writes the documents, and then the manifest that names them.
async fn write_manifest(
    store: &LedgerStore,
    env: &Env,
    content: &ContentStore,
    now: Timestamp,
) -> Result<()> {
    let config = settings::phone(env)?;
    let expires_at = retention::ends_at(now);
    let sign =
        |json: &[u8]| content::sign(json, &config.manifest_signing_key).map_err(Failure::internal);
    let mut ids = [ContentId::of(b""); DOCUMENTS.len()];
    for (place, (kind, json)) in ids.iter_mut().zip(DOCUMENTS) {
        let zip = sign(json.as_bytes())?;
        *place = ContentId::of(&zip);
        content
            .put_file(kind, *place, &zip, expires_at, now)
            .await?;
    }
    let [risk_calculation_parameters, app_config, resource_bundle] = ids;
    let manifest = Manifest {
        exposure_key_sets: store.files.published(shift(now, MIN_TTL))?,
        risk_calculation_parameters,
        app_config,
        resource_bundle,
    };
    content
        .put_index(&api::index(&manifest), expires_at, now)
        .await?;
    let manifest = sign(&serde_json::to_vec(&manifest)?)?;
    Ok(content.put_manifest(&manifest, expires_at, now).await?)
}
