import assert from "node:assert/strict";
import { test } from "node:test";

import { address, identify, demoUsers, signIn, withPage } from "./portal.mjs";

test("an employee signs in at the organisation's provider and out again, here and there", () =>
  withPage({}, async (page, context) => {
    await signIn(page);
    assert.match(await page.locator("header").innerText(), /Anna de Wit/);
    const [session, ...others] = await context.cookies(address);
    assert.equal(session.name, "__Host-session");
    assert.ok(session.httpOnly && session.secure && session.sameSite === "Strict");
    assert.deepEqual(others, [], "the browser holds one cookie");

    await page.locator("#sign-out").click();
    await page.getByRole("button", { name: "Yes, sign out" }).click();
    await page.locator("#sign-in").waitFor();
    assert.deepEqual(await context.cookies(address), []);
    // The service refuses the former cookie, and the provider asks again.
    await context.addCookies([session]);
    await page.goto(address);
    await page.locator("#sign-in").click();
    await page.locator("#password").waitFor();
  }));

for (const [who, how, explanation] of [
  ["visitor", "Sign in", /geen toegang/],
  ["employee", "Sign in without a second factor", /tweede stap/],
  ["employee", "Cancel", /niet gelukt/],
]) {
  test(`${who} who chooses "${how}" is refused and told why`, () =>
    withPage({}, async (page, context) => {
      await page.goto(`${address}/auth/login`);
      await identify(page, demoUsers[who], how);
      const explained = page.locator("#cause-heading");
      await explained.waitFor();
      assert.match(await explained.innerText(), explanation);
      assert.equal(page.url(), `${address}/`, "the address says nothing any more");
      assert.ok(!(await context.cookies(address)).some(({ name }) => name === "__Host-session"));
      // Reloaded, the page has nothing to explain.
      await page.reload();
      await page.locator("#sign-in").waitFor();
      assert.equal(await explained.count(), 0);
    }));
}

test("an employee at an administrator's address is told that it is not for employees", () =>
  withPage({}, async (page) => {
    await signIn(page);
    for (const path of ["audit", "employees", "exchange"]) {
      await page.goto(`${address}/${path}`);
      await page.getByRole("heading", { level: 1, name: "Niet voor jou" }).waitFor();
    }
    assert.equal(await page.locator("header a[href='/audit']").count(), 0);
  }));
