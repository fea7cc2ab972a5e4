// Every page under axe, and on narrow screens: both languages, light and dark.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openMitIdBox, startBrowser } from "./support/browser.mjs";
import { startCallback } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";
import { visitEveryPage } from "./support/tour.mjs";

const PAGES = 25;
const DESKTOP = { width: 1280, height: 800 };
const PHONES = [
  { width: 390, height: 844 },
  { width: 320, height: 568 },
];

let server, callback, browser, axe;
before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  [server, callback, browser] = await Promise.all([startSeededServer(), startCallback(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

/** What axe finds, in the words of its own documentation. */
async function violations(page) {
  await openMitIdBox(page);
  if (!(await page.evaluate("typeof axe !== 'undefined'"))) await page.evaluate(axe);
  const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" ")}`);
}

async function widthOfContent(page) {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

test("axe finds what is wrong with a page", async () => {
  const page = await browser.open();
  await page.goto(server.origin);
  await page.evaluate(() => document.body.append(document.createElement("img")));
  assert.match((await violations(page)).join(), /image-alt/);
  await page.context().close();
});

for (const lang of ["da", "en"]) {
  test(`every page in ${lang === "da" ? "Danish" : "English"} has no axe violation, light and dark, wide and narrow`, async () => {
    const seen = [];
    await visitEveryPage(browser, server, lang, async (name, page) => {
      seen.push(name);
      assert.equal(await page.locator("html").getAttribute("lang"), lang, name);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        for (const size of [DESKTOP, PHONES.at(-1)]) {
          await page.setViewportSize(size);
          assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}, ${size.width} px`);
        }
      }
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize(DESKTOP);
    });
    assert.equal(seen.length, PAGES, seen.join(", "));
  });

  test(`no page in ${lang === "da" ? "Danish" : "English"} scrolls sideways on a phone`, async () => {
    await visitEveryPage(browser, server, lang, async (name, page) => {
      for (const size of PHONES) {
        await page.setViewportSize(size);
        assert.ok((await widthOfContent(page)) <= size.width, `${name} is wider than ${size.width} px`);
      }
      await page.setViewportSize(DESKTOP);
    });
  });
}

test("a login works with the keyboard alone", async () => {
  const page = await browser.open();
  await page.goto(`${server.origin}/?lang=en`);
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    }
    assert.fail(`the Tab key does not get to ${selector}`);
  };
  const enter = async (path) => Promise.all([page.waitForURL(path), page.keyboard.press("Enter")]);
  await tabTo('[data-acr="urn:grn:authn:dk:nemid:poces"]');
  await enter(/\/oauth2\/authorize/);
  await tabTo('[data-start="nemid"]');
  await enter(/\/simulator\/nemid/);
  await tabTo('input[name="user"]');
  await page.keyboard.type("ditlev");
  await enter(/\/demo\/callback/);
  assert.equal(await page.locator('[data-row="claim"][data-name="identityscheme"] td').innerText(), "dknemid");
  await page.context().close();
});
