//! The portal in a browser, with a clock and a service of the test's own. The whole-system tests
//! cover HTTP itself.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy allows them in `#[test]` functions, but does not know `#[wasm_bindgen_test]`"
)]

mod about;
mod answers;
mod audit;
mod call;
mod code;
mod connection;
mod dates;
mod employees;
mod exchange;
mod languages;
mod routes;
mod screen;
mod service;
mod session;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
