// Debian's Chromium, for every script here.

import { chromium } from "playwright-core";

/**
 * Runs `visit` with a page in a new browser. Anything that the page's Content-Security-Policy stops, and any error in the
 * page, ends the script; `expected` tells of a message on the console that it is none.
 */
export async function withPage(visit, expected = () => false) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
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
