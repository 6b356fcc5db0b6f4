//! Runs the exchange of keys with other countries at a test's service, or kills it on the way.

use std::{thread, time::Duration};

use serde_json::json;
use shared::api::ExchangeReport;

use crate::{gateway::Gateway, system::System};

impl System {
    /// Runs the exchange and returns its report.
    ///
    /// # Panics
    /// When the job fails.
    #[expect(clippy::expect_used, reason = "a test cannot go on without the report")]
    pub fn exchange(&self) -> ExchangeReport {
        let answer = self.post("test/run/exchange", &json!({}));
        assert_eq!(answer.status(), 200, "the exchange runs: {}", self.log());
        answer.into_body().read_json().expect("a report")
    }

    /// Starts the exchange, kills workerd as soon as the gateway has received `requests` more
    /// requests, and starts it again. Returns whether the exchange was still running.
    ///
    /// # Panics
    /// When workerd does not start again.
    pub fn kill_exchange(&mut self, gateway: &Gateway, requests: usize) -> bool {
        let enough = gateway.requests().len() + requests;
        let address = self.url("test/run/exchange");
        let job = thread::spawn(move || ureq::post(address).send_json(json!({})).is_err());
        while gateway.requests().len() < enough && !job.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        self.restart();
        job.join().unwrap_or(true)
    }

    /// Restarts the service to exchange keys with `participants`.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn restart_with_participants(&mut self, participants: &'static str) {
        if let Some(partners) = &mut self.setup.partners {
            partners.participants = participants;
        }
        self.restart();
    }
}
