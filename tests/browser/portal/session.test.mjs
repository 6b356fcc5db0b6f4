import assert from "node:assert/strict";
import { test } from "node:test";

import {
  address,
  fillIn,
  identify,
  outcome,
  pass,
  demoUsers,
  register,
  send,
  signIn,
  traces,
  withPage,
} from "./portal.mjs";

test("a screen that is not used warns, locks, and holds nothing of the caller", () =>
  withPage({}, async (page) => {
    await signIn(page);
    const code = await register();
    await fillIn(page, code);
    await pass(page, 13 * 60 + 30);
    await page.locator("#stay").waitFor();
    await page.locator("#stay").click();
    await page.locator("#stay").waitFor({ state: "detached" });
    // The employee is still there.
    await pass(page, 10 * 60);
    assert.equal((await page.inputValue("#code")).length, 9);
    await pass(page, 6 * 60);
    await page.locator("#cause-heading").waitFor();
    assert.match(await page.locator("#cause-heading").innerText(), /vergrendeld/);
    assert.deepEqual(await traces(page, code), []);
    // The service has ended the session, too: it refuses the cookie.
    const answer = await page.request.get(`${address}/api/session`);
    assert.equal(answer.status(), 401);
  }));

test("who is signed out during a call signs in again and loses nothing", () =>
  withPage({}, async (page, context) => {
    await signIn(page);
    await fillIn(page, await register());
    await withPage({}, async (administration) => {
      await signIn(administration, demoUsers.administrator);
      await administration.goto(`${address}/employees`);
      const row = administration.getByRole("row", { name: /Anna de Wit/ });
      await row.getByRole("button").click();
      await row.getByRole("button", { name: "Ja" }).click();
      await administration.getByText("Anna de Wit is overal uitgelogd").waitFor();
    });
    await send(page);
    assert.match(await outcome(page), /niet meer ingelogd/);
    const [elsewhere] = await Promise.all([
      context.waitForEvent("page"),
      page.locator(".refused a.button").click(),
    ]);
    await identify(elsewhere, demoUsers.employee);
    await elsewhere.locator("#sign-out").waitFor();
    await elsewhere.close();
    await page.bringToFront();
    await page.getByRole("button", { name: "Opnieuw versturen" }).click();
    await page.locator("#accepted-heading").waitFor();
  }));
