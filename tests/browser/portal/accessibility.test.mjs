import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

import {
  address,
  fillIn,
  pass,
  demoUsers,
  register,
  send,
  signIn,
  unknownCode,
  withPage,
} from "./portal.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Every screen and state: a name, and how to reach it. */
const screens = {
  "signed out": (page) => page.goto(address),
  "refused": (page) => page.goto(`${address}/?sign-in=second-factor`),
  "about": async (page) => {
    await page.goto(`${address}/about`);
    await page.locator("main li").first().waitFor();
  },
  "not found": (page) => page.goto(`${address}/nowhere`),
  "form": (page) => signIn(page),
  "form with errors": async (page) => {
    await signIn(page);
    await page.fill("#code", "l8a");
    await send(page);
  },
  "filled in, code read back": async (page) => {
    await signIn(page);
    await fillIn(page, await register());
    await page.locator("#spell").click();
  },
  "an earlier day": async (page) => {
    await signIn(page);
    await page.selectOption("#date", { index: 23 });
  },
  "accepted": async (page) => {
    await signIn(page);
    await fillIn(page, await register());
    await send(page);
    await page.locator("#accepted-heading").waitFor();
  },
  "not accepted": async (page) => {
    await signIn(page);
    await fillIn(page, await unknownCode());
    await send(page);
    await page.locator("#failure-heading").waitFor();
  },
  "offline": async (page, context) => {
    await signIn(page);
    await context.setOffline(true);
  },
  "practising": async (page) => {
    await signIn(page);
    await page.locator(".offer button").click();
  },
  "signed out in the middle of a call": async (page, context) => {
    await signIn(page);
    await fillIn(page, await register());
    await context.clearCookies();
    await send(page);
    await page.locator("#failure-heading").waitFor();
  },
  "about to lock": async (page) => {
    await signIn(page);
    await pass(page, 13 * 60 + 30);
    await page.locator("#stay").waitFor();
  },
  "locked": async (page) => {
    await signIn(page);
    await pass(page, 16 * 60);
    await page.locator("#cause-heading").waitFor();
  },
  "not for employees": async (page) => {
    await signIn(page);
    await page.goto(`${address}/audit`);
    await page.locator("#sign-out").waitFor();
  },
  "audit trail": async (page) => {
    await signIn(page, demoUsers.administrator);
    await page.goto(`${address}/audit`);
    await page.locator("tbody tr").first().waitFor();
  },
  "who is signed in": async (page) => {
    await signIn(page, demoUsers.administrator);
    await page.goto(`${address}/employees`);
    await page.locator("tbody tr").first().waitFor();
  },
  "exchange": async (page) => {
    await signIn(page, demoUsers.administrator);
    await page.goto(`${address}/exchange`);
    await page.locator("#last-upload").waitFor();
  },
  "asking whether to sign out": async (page) => {
    await signIn(page, demoUsers.administrator);
    await page.goto(`${address}/employees`);
    await page.locator("tbody tr button").first().click();
    await page.locator(".confirm").waitFor();
  },
};

/** What the page as it is now does wrong. */
async function violations(page) {
  const found = await page.evaluate(async (axe) => {
    // The debugger runs it, so the page's Content-Security-Policy does not apply.
    (0, eval)(axe);
    const { violations } = await window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  }, axe);
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth;
  });
  return wide ? [...found, "the page is wider than the window"] : found;
}

/** Saves a picture of the page, if a folder for pictures is given. */
async function look(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  const path = `${folder}/${name.replaceAll(/[ ,]+/g, "-")}.png`;
  await page.screenshot({ path, fullPage: true });
}

for (const [name, open] of Object.entries(screens)) {
  test(`${name} is accessible in both languages, light and dark, wide and at 320 pixels`, () =>
    // Without motion, so that no colour is checked while it changes.
    withPage({ bypassCSP: true, reducedMotion: "reduce" }, async (page, context) => {
      await open(page, context);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const wrong = [];
      for (const language of ["nl", "en"]) {
        const shown = await page.getAttribute("html", "lang");
        if (shown !== language) await page.locator("#language").click();
        for (const colorScheme of ["light", "dark"]) {
          for (const width of [1280, 320]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize({ width, height: 900 });
            const found = await violations(page);
            wrong.push(...found.map((text) => `${language}, ${colorScheme}, ${width} px: ${text}`));
            await look(page, `${name}-${language}-${colorScheme}-${width}`);
          }
        }
      }
      await page.emulateMedia({ colorScheme: "light", forcedColors: "active" });
      await look(page, `${name}-forced-colours`);
      await page.emulateMedia({ forcedColors: "none", media: "print" });
      await look(page, `${name}-print`);
      assert.deepEqual(wrong, []);
    }));
}
