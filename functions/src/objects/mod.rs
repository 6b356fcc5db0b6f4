//! The Durable Objects, which hold everything that is checked and then changed (design §2).

pub mod exchange;
pub mod intake;
pub mod ledger;
pub mod staff;
