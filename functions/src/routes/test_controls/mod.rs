//! Controls for tests and local runs, which move the clock and run jobs at once (design §5.5).
//!
//! Only builds with the feature `test-controls` have them; a release build does not.

mod bench;

use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    api::{problem::Problem, routes::TestRoute},
    enrolment::intake::IntakeNumber,
    publication::{signing, signing::KeyError},
};
use url::Url;
use worker::Env;

use crate::{
    objects::{
        intake::calls::ExpireIntake,
        ledger::{
            calls::{ExpireLedger, LedgerAddress, Publish, ReportExchange, RunExchange},
            exchange::job::Job,
        },
        staff::calls::{ExpireStaff, StaffAddress},
    },
    platform::{
        answer,
        call::Call as _,
        failure::{Failure, Result},
        request, settings, test_clock,
    },
};

/// Answers a request that has no other route.
pub async fn answer(
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    let route = match TestRoute::parse(&request.method(), url.path()) {
        Ok(route) => route,
        Err(error) => return answer::no_route(error),
    };
    match route {
        TestRoute::BenchExport => return bench::export(request, env, now).await,
        TestRoute::Clock => return set_clock(request, env).await,
        TestRoute::Phone => return phone_configuration(env).await,
        TestRoute::Publish => {
            Publish {}.send(env, LedgerAddress, now).await?;
        }
        TestRoute::Expire => {
            for intake in IntakeNumber::all() {
                ExpireIntake {}.send(env, intake, now).await?;
            }
            ExpireLedger {}.send(env, LedgerAddress, now).await?;
            ExpireStaff {}.send(env, StaffAddress, now).await?;
        }
        TestRoute::Exchange => {
            for job in [Job::Upload, Job::Download] {
                RunExchange { job }.send(env, LedgerAddress, now).await?;
            }
            return answer::json(&ReportExchange {}.send(env, LedgerAddress, now).await?);
        }
    }
    answer::empty(200)
}

/// What the phones on the page of a local run need: the public keys in PEM, and by how many seconds
/// the clock is ahead.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhoneConfiguration {
    clock_offset: i64,
    manifest_public_key: String,
    export_public_key: String,
}

async fn phone_configuration(env: &Env) -> Result<web_sys::Response> {
    let config = settings::phone(env)?;
    let manifest = config.manifest_signing_key.verifying_key();
    let export = config.export_signing_key.verifying_key();
    answer::json(&PhoneConfiguration {
        clock_offset: test_clock::offset(env).await?,
        manifest_public_key: pem(signing::manifest_verifying_key_pem(&manifest))?,
        export_public_key: pem(signing::export_verifying_key_pem(export))?,
    })
}

fn pem(key: Result<String, KeyError>) -> Result<String> {
    key.map_err(Failure::internal)
}

#[derive(Deserialize)]
struct ClockRequest {
    offset: i64,
}

async fn set_clock(request: &web_sys::Request, env: &Env) -> Result<web_sys::Response> {
    let clock: ClockRequest = request::json(request).await?;
    // The clock only moves forward, so that expired data does not come back.
    if clock.offset < test_clock::offset(env).await? {
        return Err(Problem::Malformed.into());
    }
    test_clock::set_offset(env, clock.offset).await?;
    answer::empty(200)
}
