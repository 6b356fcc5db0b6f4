//! The calls to the Ledger.

use serde::{Deserialize, Serialize};
use shared::api;

use super::exchange::job::Job;
use crate::platform::{
    call::{Call, Done},
    object::Address,
};

/// Addresses the one Ledger.
pub struct LedgerAddress;

impl Address for LedgerAddress {
    const BINDING: &'static str = "LEDGER";

    fn name(&self) -> String {
        "ledger".to_owned()
    }
}

/// Publishes what may be published now; replies when that is done.
#[derive(Deserialize, Serialize)]
pub struct Publish {}

impl Call for Publish {
    const NAME: &'static str = "publish";
    type Address = LedgerAddress;
    type Reply = Done;
}

/// Runs a job of the exchange with other countries, if that is switched on; replies when that is
/// done.
#[derive(Deserialize, Serialize)]
pub struct RunExchange {
    pub job: Job,
}

impl Call for RunExchange {
    const NAME: &'static str = "exchange";
    type Address = LedgerAddress;
    type Reply = Done;
}

/// Reports the state of the exchange, for an administrator.
#[derive(Deserialize, Serialize)]
pub struct ReportExchange {}

impl Call for ReportExchange {
    const NAME: &'static str = "exchange-report";
    type Address = LedgerAddress;
    type Reply = api::ExchangeReport;
}

/// Deletes expired data.
#[derive(Deserialize, Serialize)]
pub struct ExpireLedger {}

impl Call for ExpireLedger {
    const NAME: &'static str = "expire";
    type Address = LedgerAddress;
    type Reply = Done;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::call::tests::{assert_complete, assert_wire};

    #[test]
    fn the_wire_form_of_each_call_stays_as_it_is() {
        assert_wire::<Publish>("publish", "{}", "{}");
        for call in [r#"{"job":"download"}"#, r#"{"job":"upload"}"#] {
            assert_wire::<RunExchange>("exchange", call, "{}");
        }
        assert_wire::<ReportExchange>(
            "exchange-report",
            "{}",
            r#"{"setAside":[],"lastUpload":null,"lastDownload":null}"#,
        );
        assert_wire::<ExpireLedger>("expire", "{}", "{}");
        assert_complete(include_str!("calls.rs"), include_str!("mod.rs"));
    }
}
