// Starts the portal. The build joins it with what wasm-bindgen makes of the portal, which lies beside it then. A file and
// not a part of the page, because the page's Content-Security-Policy allows no script inside the page.

import init, { start } from "./portal.js";

try {
  await init({ module_or_path: "/assets/portal_bg.wasm" });
  start();
} catch (error) {
  document.getElementById("loading").hidden = true;
  document.getElementById("not-loaded").hidden = false;
  throw error;
}
