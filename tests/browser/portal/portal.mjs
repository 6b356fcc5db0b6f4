// What the tests in this folder share: the portal in a browser, and an employee's actions in it.
// The service and the sign-in provider are real: `tests/tests/portal_in_browser.rs` starts both
// and passes their addresses.

import { after, before } from "node:test";

import { launch } from "../launch.mjs";

export const address = process.env.ADDRESS;

/** The demo users, by role. */
export const demoUsers = JSON.parse(process.env.DEMO_USERS);
const { secondFactor } = demoUsers;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** The console messages that are no errors: a browser reports every refusal of the service. */
const refusal = /Failed to load resource: the server responded with a status of 4\d\d|net::ERR_/;

/**
 * Runs `visit` with a page in a browser without cookies and storage. An error in the page, or a
 * violation of its Content-Security-Policy, fails the test.
 */
export async function withPage(options, visit) {
  const context = await browser.newContext({ locale: "nl-NL", ...options });
  try {
    const errors = [];
    const watch = (page) => {
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        const ours = message.location().url.startsWith(address);
        const isError = message.type() === "error" && !refusal.test(message.text());
        if (ours && isError) errors.push(message.text());
      });
    };
    context.on("page", watch);
    // The page has the service's time, and `pass` moves both clocks.
    await context.clock.install({ time: Date.now() + (await offset()) * 1000 });
    const page = await context.newPage();
    await visit(page, context);
    if (errors.length > 0) throw new Error(errors.join("\n"));
  } finally {
    await context.close();
  }
}

/** Fills in the provider's page, and presses the button `how`. */
export async function identify(page, user, how = "Sign in") {
  await page.fill("#user", user.user);
  await page.fill("#password", user.password);
  if (how === "Sign in") await page.fill("#code", secondFactor);
  await page.getByRole("button", { name: how, exact: true }).click();
}

/** Opens the portal and signs in. */
export async function signIn(page, user = demoUsers.employee) {
  await page.goto(address);
  await page.locator("#sign-in").click();
  await identify(page, user);
  await page.locator("#sign-out").waitFor();
}

/** A code of a new registration. */
export async function register() {
  const answer = await fetch(`${address}/v2/register`, { method: "POST", body: "{}" });
  const { ggdKey } = await answer.json();
  return ggdKey;
}

/** A valid code that no phone has. */
export async function unknownCode() {
  const known = await register();
  const alphabet = "BCFGJLQRSTUVXYZ23456789";
  for (;;) {
    const symbols = Array.from({ length: 6 }, () => alphabet[Math.floor(Math.random() * 23)]);
    const sum = symbols.reduce((sum, symbol, i) => sum + (i + 1) * alphabet.indexOf(symbol), 0);
    // 7v ≡ −sum (mod 23), and 10 is the inverse of 7.
    const code = [...symbols, alphabet[(((-sum * 10) % 23) + 23) % 23]].join("");
    if (code !== known) return code;
  }
}

/** How many seconds the service's clock is ahead of the real time. */
async function offset() {
  const { clockOffset } = await (await fetch(`${address}/test/phone`)).json();
  return clockOffset;
}

/** Moves the service's clock forward by `seconds`, and the page's with it. */
export async function pass(page, seconds) {
  const answer = await fetch(`${address}/test/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ offset: (await offset()) + seconds }),
  });
  if (!answer.ok) throw new Error(`the clock does not move: ${answer.status}`);
  await page.clock.fastForward(seconds * 1000);
}

/** Fills in the form for a caller who fell ill three days ago. */
export async function fillIn(page, code) {
  await page.fill("#code", code.toLowerCase());
  await page.check("#symptoms-yes");
  await page.selectOption("#date", { index: 4 });
}

/** Sends the form. */
export async function send(page) {
  await page.locator("form button[type=submit]").click();
}

/** The heading of the result. */
export async function outcome(page) {
  const heading = page.locator("#accepted-heading, #failure-heading");
  await heading.waitFor();
  return heading.innerText();
}

/** The places where the page holds `code`, on the screen or out of sight. */
export async function traces(page, code) {
  return page.evaluate((code) => {
    const spellings = [code, `${code.slice(0, 3)}-${code.slice(3, 5)}-${code.slice(5)}`];
    const fields = [...document.querySelectorAll("input")].map((field) => field.value);
    const held = {
      screen: document.documentElement.outerHTML,
      fields: fields.join(" "),
      storage: JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }),
      address: location.href,
      history: JSON.stringify(history.state),
    };
    const holds = (text) => spellings.some((spelling) => text.toUpperCase().includes(spelling));
    return Object.keys(held).filter((place) => holds(held[place]));
  }, code);
}
