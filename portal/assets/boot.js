// Starts the portal. A file of its own, because the page's Content-Security-Policy allows no script inside the page.

const failed = () => {
  document.getElementById("loading").hidden = true;
  document.getElementById("not-loaded").hidden = false;
};

try {
  const { default: init, start } = await import("/assets/portal.js");
  await init({ module_or_path: "/assets/portal_bg.wasm" });
  start();
} catch (error) {
  failed();
  throw error;
}
