// Warns one phone of the other on the page at /phone, with the keyboard alone:
// node phones.mjs ADDRESS
//
// Prints the code, waits for a line on standard input, which comes when the GGD has validated the
// code, and prints what each phone then tells its owner.

import { once } from "node:events";
import { createInterface } from "node:readline";

import { withPage } from "./launch.mjs";

const [address] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin });

await withPage(async (page) => {
  await page.goto(`${address}/phone`);
  const phone = (name) => page.getByRole("region", { name });
  const [anna, bram] = [phone("Anna’s phone"), phone("Bram’s phone")];
  await anna.waitFor();

  // Goes from element to element to the button, and presses it.
  const press = async (place, name) => {
    const button = place.getByRole("button", { name });
    for (let tabs = 0; tabs < 40; tabs++) {
      if (await button.evaluate((element) => element === document.activeElement)) {
        return page.keyboard.press("Enter");
      }
      await page.keyboard.press("Tab");
    }
    throw new Error(`the keyboard does not get to ${name}`);
  };
  const told = async (place, text) => {
    await place.getByText(text).first().waitFor();
    return place.getByRole("status").innerText();
  };

  await press(anna, "Show code");
  await told(anna, "Read this code out");
  console.log(await anna.locator(".code").innerText());
  await once(lines, "line");
  await press(anna, "Share keys");
  console.log(await told(anna, "keys are uploaded"));
  await press(page, "Publish now");
  await page.getByText("has published").waitFor();
  await press(bram, "Check for exposures");
  const warned = await told(bram, "One new file");
  console.log(JSON.stringify(warned));
  await press(anna, "Check for exposures");
  console.log(JSON.stringify(await told(anna, "One new file")));

  // The same phones are there after a reload, and the file is not matched twice.
  await page.reload();
  await press(bram, "Check for exposures");
  console.log(JSON.stringify(await told(bram, "Nothing new")));
  await press(page, "Start over with two new phones");
  await press(bram, "Check for exposures");
  console.log(JSON.stringify(await told(bram, "One new file")));
});
lines.close();
