//! The Ledger: diagnosis keys and the files that they are published in (design §2).
//!
//! There is one, and it runs the publication job and the exchange with other countries, so that two
//! runs of either never overlap.

pub mod diagnosis_keys;
mod files;
mod publication;
mod schema;
mod store;

use futures_util::lock::Mutex;
use shared::Timestamp;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use crate::{
    objects::{
        exchange,
        exchange::{ExchangeStore, Job},
    },
    platform::{
        alarm::Alarm,
        answer, clock,
        object::{Command, Object, Received},
        sql,
    },
};
use store::LedgerStore;

const PUBLISH: &str = "publish";
const EXCHANGE_REPORT: &str = "exchange-report";
const EXPIRE: &str = "expire";

/// Publishes what may be published at `now`; returns when that is done.
pub async fn publish(env: &Env, now: Timestamp) -> Result<()> {
    call(env, PUBLISH, now).await
}

/// Runs a job of the exchange with other countries, if that is switched on; returns when that is
/// done.
pub async fn exchange(env: &Env, job: Job, now: Timestamp) -> Result<()> {
    call(env, job.name(), now).await
}

/// How the exchange went, for an administrator.
pub async fn exchange_report(env: &Env, now: Timestamp) -> Result<shared::api::ExchangeReport> {
    object()
        .call(env, &Command::new(EXCHANGE_REPORT, now), &())
        .await?
        .ok_or_else(|| "the Ledger refused a report".into())
}

/// Deletes what has ended by `now`.
#[cfg(feature = "test-controls")]
pub async fn expire(env: &Env, now: Timestamp) -> Result<()> {
    call(env, EXPIRE, now).await
}

async fn call(env: &Env, command: &'static str, now: Timestamp) -> Result<()> {
    object()
        .call(env, &Command::new(command, now), &())
        .await?
        .ok_or_else(|| "the Ledger refused a job".into())
}

fn object() -> Object {
    Object::new("LEDGER", "ledger")
}

/// The Durable Object.
#[durable_object(alarm)]
pub struct Ledger {
    state: State,
    env: Env,
    store: LedgerStore,
    exchange: ExchangeStore,
    alarm: Alarm,
    /// Held by the job that runs. A second one waits for the first, and then finds what is left to
    /// do.
    running: Mutex<()>,
    /// The same for the exchange, which waits for another server and must not keep the publication
    /// waiting.
    exchanging: Mutex<()>,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        let database = sql::open(&state, &schema::STEPS);
        let store = LedgerStore::new(&database);
        let exchange = ExchangeStore::new(database);
        Self {
            state,
            env,
            store,
            exchange,
            alarm: Alarm::default(),
            running: Mutex::new(()),
            exchanging: Mutex::new(()),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let command = Received::read(&request.inner().url())?;
        let now = command.now;
        match &*command.name {
            job if let Some(job) = Job::named(job) => {
                let _exchanging = self.exchanging.lock().await;
                exchange::run(job, &self.store.keys, &self.exchange, &self.env, now).await?;
            }
            PUBLISH => {
                let _running = self.running.lock().await;
                publication::run(&self.store, &self.env, now).await?;
            }
            EXPIRE => {
                let _running = self.running.lock().await;
                publication::expire(&self.store, &self.env, now).await?;
            }
            EXCHANGE_REPORT => return answer::json(&self.exchange.report()?).map(Response::from),
            _ => return Err("unknown command".into()),
        }
        self.wake(now).await?;
        answer::json(&()).map(Response::from)
    }

    async fn alarm(&self) -> Result<Response> {
        let now = clock::now(&self.env).await?;
        self.alarm.has_gone_off();
        let _running = self.running.lock().await;
        publication::expire(&self.store, &self.env, now).await?;
        self.wake(now).await?;
        Response::empty()
    }
}

impl Ledger {
    /// Sets the alarm for the next thing that ends.
    async fn wake(&self, now: Timestamp) -> Result<()> {
        match self.store.next_end()? {
            Some(next) => self.alarm.set(&self.state.storage(), next, now).await,
            None => Ok(()),
        }
    }
}
