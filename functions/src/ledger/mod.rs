//! The Ledger: diagnosis keys and the files that they are published in (design §2).
//!
//! There is one, and it runs the publication job, so that two runs never overlap.

mod publication;
mod store;

use futures_util::lock::Mutex;
use shared::Timestamp;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use crate::{
    alarm::Alarm,
    answer, clock,
    object::{Command, Object, Received},
};
use store::Store;

const PUBLISH: &str = "publish";
const EXPIRE: &str = "expire";

/// Publishes what may be published at `now`; returns when that is done.
pub async fn publish(env: &Env, now: Timestamp) -> Result<()> {
    call(env, PUBLISH, now).await
}

/// Deletes what has ended by `now`.
#[cfg(feature = "test-controls")]
pub async fn expire(env: &Env, now: Timestamp) -> Result<()> {
    call(env, EXPIRE, now).await
}

async fn call(env: &Env, command: &'static str, now: Timestamp) -> Result<()> {
    Object::new("LEDGER", "ledger")
        .call(env, &Command::new(command, now), &())
        .await?
        .ok_or_else(|| "the Ledger refused a job".into())
}

/// The Durable Object.
#[durable_object(alarm)]
pub struct Ledger {
    state: State,
    env: Env,
    store: Store,
    alarm: Alarm,
    /// Held by the job that runs. A second one waits for the first, and then finds what is left to do.
    running: Mutex<()>,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        let store = Store::new(&state);
        Self {
            state,
            env,
            store,
            alarm: Alarm::default(),
            running: Mutex::new(()),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let command = Received::read(&request.inner().url())?;
        let now = command.now;
        let _running = self.running.lock().await;
        match &*command.name {
            PUBLISH => publication::run(&self.store, &self.env, now).await?,
            EXPIRE => publication::expire(&self.store, &self.env, now).await?,
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
