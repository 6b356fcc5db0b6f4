//! `docs/openapi.json` describes the service: it is made from the routes and types of `shared`, it
//! is valid, and the service gives every answer in it and no other.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod answers;
mod description;

use std::{env, fs, path::PathBuf, process::Command};

use shared::api::openapi;
use xtask::setup::npm;

use description::Description;

fn file() -> PathBuf {
    xtask::root().join("docs/openapi.json")
}

#[test]
fn the_document_is_up_to_date() {
    let mut expected = serde_json::to_string_pretty(&openapi::document()).unwrap();
    expected.push('\n');
    if env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(file(), &expected).unwrap();
    }
    let committed = fs::read_to_string(file()).unwrap_or_default();
    assert!(
        committed == expected,
        "docs/openapi.json is out of date; write it with \
         `UPDATE_OPENAPI=1 cargo test -p tests --test openapi up_to_date`, review and commit it"
    );
}

#[test]
fn the_document_is_valid_openapi() {
    let script = "import { Validator } from '@seriousme/openapi-schema-validator';
        const validator = new Validator();
        const result = await validator.validate(process.argv[1]);
        console.log(JSON.stringify(result.errors ?? [], null, 1));
        process.exitCode = result.valid && validator.version === '3.1' ? 0 : 1;";
    let output = Command::new(npm::program("node"))
        .current_dir(xtask::root())
        .args(["--input-type=module", "--eval", script])
        .arg(file())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stdout);
    let failure = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}{failure}");
}

#[test]
fn the_service_gives_every_documented_answer_and_no_other() {
    let document = fs::read_to_string(file()).unwrap();
    let description = Description::new(document.parse().unwrap());
    answers::provoke_all(&description);
    let missing = description.answers_not_seen();
    assert!(missing.is_empty(), "never given: {missing:#?}");
}
