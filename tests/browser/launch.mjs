// Starts Debian's Chromium, for the tests and scripts in this folder.

import { chromium } from "playwright-core";

/** A new browser. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/**
 * Runs `visit` with a page in a new browser. An error in the page, or a violation of its
 * Content-Security-Policy, ends the script, except for the console messages that are `expected`.
 */
export async function withPage(visit, expected = () => false) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !expected(message.text())) errors.push(message.text());
    });
    await visit(page);
    if (errors.length > 0) throw new Error(errors.join("\n"));
  } finally {
    await browser.close();
  }
}
