// Starts the portal. The build bundles it with `portal.js`, which wasm-bindgen makes of the portal.
// A file of its own, since the page's Content-Security-Policy allows no inline script.

import init, { start } from "./portal.js";

try {
  await init({ module_or_path: "/assets/portal_bg.wasm" });
  start();
} catch (error) {
  document.getElementById("loading").hidden = true;
  document.getElementById("not-loaded").hidden = false;
  throw error;
}
