import assert from "node:assert/strict";
import { test } from "node:test";

import { address, signIn, withPage } from "./portal.mjs";

test("the language is switched at any time, remembered, and known to the page", () =>
  withPage({}, async (page) => {
    await page.goto(address);
    await page.locator("#sign-in").waitFor();
    assert.equal(await page.getAttribute("html", "lang"), "nl");
    await page.locator("#language").click();
    assert.equal(await page.getAttribute("html", "lang"), "en");
    assert.match(await page.title(), /Warning others/);
    await signIn(page);
    assert.equal(await page.getAttribute("html", "lang"), "en");
    await page.fill("#code", "l8t");
    await page.check("#symptoms-no");
    await page.locator("#language").click();
    assert.equal(await page.getAttribute("html", "lang"), "nl");
    assert.equal(await page.inputValue("#code"), "L8T");
    assert.ok(await page.isChecked("#symptoms-no"));
  }));

test("a browser that asks for English gets it", () =>
  withPage({ locale: "en-GB" }, async (page) => {
    await page.goto(address);
    await page.locator("#sign-in").waitFor();
    assert.equal(await page.getAttribute("html", "lang"), "en");
  }));
