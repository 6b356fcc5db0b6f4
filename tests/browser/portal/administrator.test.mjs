import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import {
  address,
  fillIn,
  outcome,
  demoUsers,
  register,
  send,
  signIn,
  unknownCode,
  withPage,
} from "./portal.mjs";

test("an administrator searches the audit trail and takes it along", async () => {
  const code = await register();
  await withPage({}, async (page) => {
    await signIn(page);
    await fillIn(page, await unknownCode());
    await send(page);
    await outcome(page);
    await fillIn(page, code);
    await send(page);
    await page.locator("#accepted-heading").waitFor();
  });
  await withPage({}, async (page) => {
    await signIn(page, demoUsers.administrator);
    await page.locator("header a[href='/audit']").click();
    const rows = page.locator("tbody tr");
    await rows.first().waitFor();
    const all = await rows.count();
    await page.selectOption("#by-action", { label: "Code invoeren" });
    assert.equal(await rows.count(), 2);
    assert.deepEqual(
      (await rows.allInnerTexts()).map((row) => /Niet geaccepteerd/.test(row)),
      [false, true],
      "the newest first",
    );
    await page.fill("#by-employee", "b.bakker");
    assert.equal(await rows.count(), 0);
    await page.fill("#by-employee", "wit");
    assert.equal(await rows.count(), 2);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#export").click(),
    ]);
    assert.match(download.suggestedFilename(), /^[a-z-]+\d{4}-\d\d-\d\d\.csv$/);
    const csv = await readFile(await download.path(), "utf8");
    assert.equal(csv.trim().split("\r\n").length, 3, csv);
    assert.ok(csv.includes("a.dewit"));
    const shown = await page.locator("body").innerText();
    assert.ok(!csv.includes(code) && !shown.includes(code));
    assert.ok(all > 2);
  });
});

test("an employee who is signed out everywhere is signed out at once", () =>
  withPage({}, async (employee) => {
    await signIn(employee);
    await withPage({}, async (page) => {
      await signIn(page, demoUsers.administrator);
      await page.goto(`${address}/employees`);
      const row = page.getByRole("row", { name: /Anna de Wit/ });
      await row.getByRole("button").click();
      await row.getByRole("button", { name: "Ja" }).click();
      await page.getByText("Anna de Wit is overal uitgelogd").waitFor();
    });
    await employee.reload();
    await employee.locator("#sign-in").waitFor();
  }));
