//! The Ledger: diagnosis keys and the files that they are published in (design §2.4–5).
//!
//! There is one, and it runs the publication job and the exchange with other countries, so that two
//! runs of either never overlap.

pub mod calls;
mod diagnosis_keys;
pub mod exchange;
mod files;
mod publication;
mod schema;
mod store;

use futures_util::lock::Mutex;
use shared::{Timestamp, api::ExchangeReport};
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use self::{
    calls::{ExpireLedger, Publish, ReportExchange, RunExchange},
    exchange::store::ExchangeStore,
    store::LedgerStore,
};
use crate::platform::{
    alarm::Alarm,
    call::Done,
    clock,
    failure::Result,
    handler::{self, Handle, dispatch},
    sql,
};

/// The Durable Object.
#[durable_object(alarm)]
pub struct Ledger {
    env: Env,
    store: LedgerStore,
    exchange: ExchangeStore,
    alarm: Alarm,
    /// Held by the running publication. A second one waits for the first, and then publishes the
    /// rest.
    publishing: Mutex<()>,
    /// The same for the exchange. It waits for another server, and must not delay a publication.
    exchanging: Mutex<()>,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        let database = sql::open(&state, &schema::STEPS);
        Self {
            env,
            store: LedgerStore::new(&database),
            exchange: ExchangeStore::new(database),
            alarm: Alarm::new(&state),
            publishing: Mutex::new(()),
            exchanging: Mutex::new(()),
        }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        handler::serve(&request, async |received| {
            dispatch!(
                received to self; Publish, RunExchange, ReportExchange, ExpireLedger
            )
        })
        .await
    }

    async fn alarm(&self) -> worker::Result<Response> {
        let now = clock::now(&self.env).await?;
        self.alarm.fired();
        self.expire(now).await?;
        Response::empty()
    }
}

impl Handle<Publish> for Ledger {
    async fn handle(&self, _: Publish, now: Timestamp) -> Result<Done> {
        let _publishing = self.publishing.lock().await;
        publication::run(&self.store, &self.env, now).await?;
        self.set_alarm(now).await
    }
}

impl Handle<RunExchange> for Ledger {
    async fn handle(&self, call: RunExchange, now: Timestamp) -> Result<Done> {
        let _exchanging = self.exchanging.lock().await;
        exchange::run(call.job, &self.store.keys, &self.exchange, &self.env, now).await?;
        self.set_alarm(now).await
    }
}

impl Handle<ReportExchange> for Ledger {
    async fn handle(&self, _: ReportExchange, _: Timestamp) -> Result<ExchangeReport> {
        Ok(self.exchange.report()?)
    }
}

impl Handle<ExpireLedger> for Ledger {
    async fn handle(&self, _: ExpireLedger, now: Timestamp) -> Result<Done> {
        self.expire(now).await
    }
}

impl Ledger {
    /// Deletes expired data, and sets the alarm for the next expiry.
    async fn expire(&self, now: Timestamp) -> Result<Done> {
        let _publishing = self.publishing.lock().await;
        publication::expire(&self.store, &self.env, now).await?;
        self.set_alarm(now).await
    }

    /// Sets the alarm for what expires next.
    async fn set_alarm(&self, now: Timestamp) -> Result<Done> {
        if let Some(next) = self.store.next_end()? {
            self.alarm.set(next, now).await?;
        }
        Ok(Done {})
    }
}
