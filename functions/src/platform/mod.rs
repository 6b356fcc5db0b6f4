//! What routes and objects are built on: calls to objects, requests and answers, storage, time,
//! randomness and settings.

pub mod alarm;
pub mod answer;
pub mod body;
pub mod call;
pub mod clock;
pub mod content_store;
pub mod failure;
pub mod handler;
pub mod head;
pub mod object;
pub mod outgoing;
pub mod random;
pub mod request;
pub mod security_log;
pub mod settings;
pub mod sql;
#[cfg(feature = "test-controls")]
pub mod test_clock;
