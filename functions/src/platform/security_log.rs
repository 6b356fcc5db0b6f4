//! The KV namespace `SECURITY_LOG`: refused requests with the address that they came from, for the
//! operator (the table in design §2).
//!
//! An entry holds nothing else: no code, no bucket, no key, no employee.

use rand::RngExt as _;
use serde::Serialize;
use shared::{Timestamp, api::problem::Problem};
use worker::{Env, Result, console_error};

use crate::platform::random;

/// How long an entry is kept, in seconds: seven days.
const LIFE_SECONDS: u64 = 7 * 86_400;

#[derive(Serialize)]
struct Entry<'a> {
    at: Timestamp,
    address: &'a str,
    reason: Reason,
}

/// Why a request was refused.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// There was no session, or it had ended.
    SignedOut,
    /// The employee's role does not allow it, or another site sent it.
    Forbidden,
    /// The employee entered too many wrong codes.
    Throttled,
    SignIn,
}

pub struct SecurityLog;

impl SecurityLog {
    /// Notes that `request` was refused, if the refusal may be part of an attack.
    pub async fn note(request: &web_sys::Request, env: &Env, problem: Problem, now: Timestamp) {
        let reason = match problem {
            Problem::SignedOut => Reason::SignedOut,
            Problem::Forbidden => Reason::Forbidden,
            Problem::Throttled => Reason::Throttled,
            _ => return,
        };
        Self::note_reason(request, env, reason, now).await;
    }

    /// Notes why `request` was refused. A failure to do so does not change the answer.
    pub async fn note_reason(
        request: &web_sys::Request,
        env: &Env,
        reason: Reason,
        now: Timestamp,
    ) {
        if let Err(error) = Self::put(request, env, reason, now).await {
            console_error!("the security log cannot be written: {error}");
        }
    }

    async fn put(
        request: &web_sys::Request,
        env: &Env,
        reason: Reason,
        now: Timestamp,
    ) -> Result<()> {
        // Cloudflare sets this header; without it the address is unknown.
        let Some(address) = request.headers().get("cf-connecting-ip")? else {
            return Ok(());
        };
        let number: u64 = random::generator()?.random();
        let entry = Entry {
            at: now,
            address: &address,
            reason,
        };
        env.kv("SECURITY_LOG")?
            .put(
                &format!("{now}/{number:016x}"),
                serde_json::to_string(&entry)?,
            )?
            .expiration_ttl(LIFE_SECONDS)
            .execute()
            .await?;
        Ok(())
    }
}
