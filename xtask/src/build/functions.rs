//! Builds the Worker as Cloudflare and workerd load it: a script and a wasm module.

use fs_err as fs;

use super::{
    Profile, bundle, optimise,
    wasm::{Module, bindgen},
};
use crate::{Result, root};

/// What workerd can read. Named one by one, so that a newer binaryen does not use what it cannot.
const OPTIMISE: [&str; 9] = [
    "-O",
    "--enable-bulk-memory",
    "--enable-exception-handling",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    // Names of functions, for stack traces in the log.
    "--debuginfo",
];

/// Makes `functions/index.js` and `functions/index_bg.wasm` of the compiled module.
pub fn assemble(profile: Profile) -> Result {
    let parts = profile.folder().join("functions-parts");
    let mut options = vec!["--target", "module"];
    // For `functions/entry.mjs`, which goes on after a panic.
    options.extend([
        "--experimental-reset-state-function",
        "--force-enable-abort-handler",
    ]);
    if profile == Profile::Dev {
        options.push("--debug");
    }
    bindgen(&Module::FUNCTIONS.file(profile), &parts, "index", &options)?;
    let entry = parts.join("entry.mjs");
    fs::copy(root().join("functions/entry.mjs"), &entry)?;

    let folder = profile.folder().join("functions");
    fs::create_dir_all(&folder)?;
    let script = folder.join("index.js");
    let external = ["--external:./index_bg.wasm", "--external:cloudflare:*"];
    bundle(&entry, &script, &external)?;
    // A compiled module is what these runtimes import anyway; they do not know the newer word.
    let text = fs::read_to_string(&script)?;
    fs::write(&script, text.replace("import source ", "import "))?;
    let module = "index_bg.wasm";
    optimise(
        profile,
        &parts.join(module),
        &folder.join(module),
        &OPTIMISE,
    )
}
