// An employee validates a code in the served portal, in a real browser: node validate.mjs ADDRESS CODE
//
// Prints what the portal answers. Anything that the page's Content-Security-Policy stops, and any error, ends it.

import { chromium } from "playwright-core";

const [address, code] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    // A refused code is an answer, though the browser calls it an error.
    if (message.type() === "error" && !message.text().includes("422")) errors.push(message.text());
  });
  await page.goto(address);
  await page.fill("#code", code.toLowerCase());
  await page.check("#symptoms-yes");
  await page.selectOption("#date", { index: 4 });
  await page.getByRole("button", { name: "Versturen" }).click();
  const heading = page.locator("#accepted-heading, #failure-heading");
  console.log(await heading.innerText());
  if (errors.length > 0) throw new Error(errors.join("\n"));
} finally {
  await browser.close();
}
