import assert from "node:assert/strict";
import { test } from "node:test";

import {
  fillIn,
  outcome,
  pass,
  demoUsers,
  register,
  send,
  signIn,
  traces,
  unknownCode,
  withPage,
} from "./portal.mjs";

test("a code is accepted once, and nothing of it remains", () =>
  withPage({}, async (page) => {
    await signIn(page);
    const code = await register();
    await fillIn(page, code);
    const infectious = await page.locator("form .infectious .day").innerText();
    assert.ok(infectious.length > 0, "the first infectious day comes before sending");
    await send(page);
    assert.equal(await outcome(page), "De code is geaccepteerd");
    assert.deepEqual(await traces(page, code), []);
    await page.keyboard.press("v");
    await page.locator("#code").waitFor();
    assert.equal(await page.inputValue("#code"), "");
    assert.equal(await page.evaluate(() => document.activeElement.id), "code");

    await fillIn(page, code);
    await send(page);
    assert.equal(await outcome(page), "De code is niet geaccepteerd");
    await page.goBack();
    const places = await traces(page, code);
    assert.ok(!places.includes("address") && !places.includes("history"), String(places));
  }));

test("the whole flow goes without the mouse", () =>
  withPage({}, async (page) => {
    await signIn(page);
    const code = await register();
    const { keyboard } = page;
    for (let tabs = 0; (await page.evaluate(() => document.activeElement.id)) !== "code"; tabs++) {
      assert.ok(tabs < 20, "the keyboard gets to the code");
      await keyboard.press("Tab");
    }
    await keyboard.type(`${code.slice(0, 3)} ${code.slice(3)}`.toLowerCase());
    const onRadio = () => page.evaluate(() => document.activeElement.type === "radio");
    for (let tabs = 0; !(await onRadio()); tabs++) {
      assert.ok(tabs < 5, "then to the symptoms");
      await keyboard.press("Tab");
    }
    await keyboard.press("j");
    await keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "date", "then to the day");
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowDown");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    assert.equal(await outcome(page), "De code is geaccepteerd");
    await keyboard.press("v");
    const focused = await page.evaluate(() => document.activeElement.id);
    assert.equal(focused, "code", "and on to the next caller");
  }));

test("sending twice sends once", () =>
  withPage({}, async (page) => {
    await signIn(page);
    let sent = 0;
    page.on("request", (request) => (sent += request.url().endsWith("/api/validations") ? 1 : 0));
    await fillIn(page, await register());
    await page.locator("form button[type=submit]").dblclick();
    assert.equal(await outcome(page), "De code is geaccepteerd");
    assert.equal(sent, 1);
  }));

test("after a lost answer the same is sent again, and the first answer comes", () =>
  withPage({}, async (page) => {
    await signIn(page);
    const code = await register();
    const keys = [];
    await page.route("**/api/validations", async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      // The request arrives; the answer does not.
      if (keys.length === 1) {
        await route.fetch();
        await route.abort("connectionreset");
      } else {
        await route.continue();
      }
    });
    await fillIn(page, code);
    await send(page);
    assert.equal(await outcome(page), "Er kwam geen antwoord");
    await page.getByRole("button", { name: "Opnieuw versturen" }).click();
    await page.locator("#accepted-heading").waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
  }));

test("without a connection nothing is sent and nothing is lost", () =>
  withPage({}, async (page, context) => {
    await signIn(page);
    await fillIn(page, await register());
    await context.setOffline(true);
    await page.getByText("Je hebt geen internetverbinding").first().waitFor();
    await send(page);
    assert.match(await outcome(page), /internetverbinding/);
    await context.setOffline(false);
    await page.getByText("Je hebt weer internetverbinding").first().waitFor();
    await page.getByRole("button", { name: "Opnieuw versturen" }).click();
    await page.locator("#accepted-heading").waitFor();
  }));

test("practising is shown and never sent", () =>
  withPage({}, async (page) => {
    await signIn(page);
    let sent = 0;
    page.on("request", (request) => (sent += request.url().endsWith("/api/validations") ? 1 : 0));
    await page.locator(".offer button").click();
    await page.getByText("Je oefent.").waitFor();
    await page.check("#symptoms-no");
    await page.selectOption("#date", { index: 2 });
    await send(page);
    await page.locator("#accepted-heading").waitFor();
    await page.getByText("er is niets verstuurd").waitFor();
    assert.equal(sent, 0);
  }));

test("who tries too many wrong codes waits, and is told until when", () =>
  withPage({}, async (page) => {
    await signIn(page, demoUsers.administrator);
    for (let tries = 0; tries < 10; tries++) {
      await fillIn(page, await unknownCode());
      const refused = (answer) =>
        answer.url().endsWith("/api/validations") && answer.status() === 422;
      await Promise.all([page.waitForResponse(refused), send(page)]);
    }
    await fillIn(page, await register());
    await send(page);
    await page.getByText("Er zijn te veel codes geweigerd").waitFor();
    assert.match(await page.locator(".refused").innerText(), /Over 1[45] minuten/);
    // Neither the session nor the code has ended when the quarter of an hour is over.
    for (let minutes = 0; minutes < 15; minutes += 5) {
      await pass(page, 300);
      const asked = page.waitForResponse((answer) => answer.url().endsWith("/api/session"));
      await Promise.all([asked, page.keyboard.press("Shift")]);
    }
    await send(page);
    await page.locator("#accepted-heading").waitFor();
  }));
