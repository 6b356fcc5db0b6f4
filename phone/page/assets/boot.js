// Starts the page. A file of its own, since the page's Content-Security-Policy allows no inline
// script.

import init, { start } from "/assets/phone/page.js";

try {
  await init({ module_or_path: "/assets/phone/page_bg.wasm" });
  start();
} catch (error) {
  document.getElementById("loading").textContent =
    "The phones cannot be loaded. Reload the page to try again.";
  throw error;
}
