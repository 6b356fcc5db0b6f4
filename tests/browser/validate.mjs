// An employee validates a code in the served portal, in a real browser: node validate.mjs ADDRESS CODE
//
// Prints what the portal answers.

import { withPage } from "./launch.mjs";

const [address, code] = process.argv.slice(2);
// A refused code is an answer, though the browser calls it an error.
const refused = (message) => message.includes("422");
await withPage(async (page) => {
  await page.goto(`${address}/auth/login`);
  await page.fill("#user", "anna");
  await page.fill("#password", "zomerregen");
  await page.fill("#code", "246810");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.fill("#code", code.toLowerCase());
  await page.check("#symptoms-yes");
  await page.selectOption("#date", { index: 4 });
  await page.getByRole("button", { name: "Versturen" }).click();
  const heading = page.locator("#accepted-heading, #failure-heading");
  console.log(await heading.innerText());
}, refused);
