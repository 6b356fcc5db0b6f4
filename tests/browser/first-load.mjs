// Measures what a browser loads when it opens the portal for the first time:
// node first-load.mjs FOLDER
//
// Serves the built portal of FOLDER to a browser, and prints every request as JSON:
// {"path","bytes","brotli"}. The one request to the API is answered as without a session.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { withPage } from "./launch.mjs";

const [folder] = process.argv.slice(2);
const types = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
const headers = Object.fromEntries(
  readFileSync(join(folder, "_headers"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim().split(/: (.*)/s, 2)),
);

const requests = [];
const server = createServer((request, response) => {
  const path = request.url === "/" ? "/index.html" : request.url;
  let status = 200;
  let type = types[extname(path)];
  let body;
  if (path === "/api/session") {
    status = 401;
    type = "application/problem+json";
    body = Buffer.from('{"type":"/problems/signed-out","title":"Signed out","status":401}');
  } else {
    body = readFileSync(join(folder, path));
  }
  requests.push({ path, bytes: body.length, brotli: brotliCompressSync(body).length });
  response.writeHead(status, { ...headers, "content-type": type }).end(body);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

// The browser calls the answer 401 an error.
const signedOut = (message) => message.includes("401");
await withPage(async (page) => {
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForSelector("#sign-in");
  // Without a window no browser fetches the icon; one with a window does.
  if (!requests.some(({ path }) => path.endsWith(".svg"))) {
    await page.evaluate(() => fetch(document.querySelector("link[rel=icon]").href));
  }
  await page.waitForLoadState("networkidle");
  console.log(JSON.stringify(requests));
}, signedOut);
server.close();
