//! Builds exposure key sets on request, so that `cargo xtask bench export` can measure it.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    keys::{
        conversion::{DiagnosisKey, Infectiousness},
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    publication::{
        export,
        export::{MAX_FILE_KEYS, Window},
    },
    time::{DAY_SECONDS, UtcDay, shift},
};
use worker::Env;

use crate::platform::{
    answer,
    failure::{Failure, Result},
    random, request, settings,
};

#[derive(Deserialize)]
struct BuildRequest {
    /// The number of keys.
    keys: usize,
    /// False to draw the keys and build nothing. The caller measures both and subtracts, since the
    /// Worker's own clock stands still while it computes.
    build: bool,
}

#[derive(Serialize)]
struct BuildAnswer {
    /// The size of all files.
    bytes: usize,
    /// The size of the isolate's linear memory in bytes; it never shrinks.
    memory: usize,
}

/// `POST /test/bench/export`.
pub async fn export(
    request: &web_sys::Request,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    let wanted: BuildRequest = request::json(request).await?;
    let config = settings::phone(env)?;
    let mut keys = random_keys(wanted.keys, now)?;
    let mut bytes = 0;
    if wanted.build {
        let window = Window {
            start: shift(now, -DAY_SECONDS),
            end: now,
        };
        for file in keys.chunks_mut(MAX_FILE_KEYS) {
            let zip = export::build(file, window, &config.export, &config.export_signing_key)
                .map_err(Failure::internal)?;
            bytes += zip.len();
        }
    }
    answer::json(&BuildAnswer {
        bytes,
        memory: core::arch::wasm32::memory_size(0) * 65_536,
    })
}

fn random_keys(number: usize, now: Timestamp) -> Result<Vec<DiagnosisKey>> {
    let mut random = random::generator()?;
    let today = UtcDay::of(now);
    let key = |_| {
        let infectiousness = Infectiousness::on(random.random_range(-2..12), true)?;
        Some(DiagnosisKey {
            key: TemporaryExposureKey {
                data: KeyData::from_bytes(random.random()),
                rolling_start: today.minus(random.random_range(1..14)).start(),
                rolling_period: RollingPeriod::DAY,
            },
            infectiousness,
        })
    };
    Ok((0..number).filter_map(key).collect())
}
