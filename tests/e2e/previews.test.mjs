// Previews: every page there is, under axe, narrow, enlarged, by keyboard, and small enough.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openMitIdBox, startBrowser } from "./support/browser.mjs";
import { startCallback } from "./support/relying_party.mjs";
import { admin, startSeededServer } from "./support/seeded_server.mjs";

const PAGES = 34;
/** What a first visit may cost, bytes over the wire. */
const FIRST_VISIT_MAX = 14 * 1024;
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 320, height: 568 };

let server, callback, browser, axe, plain;
before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  [server, callback, browser] = await Promise.all([startSeededServer(), startCallback(), startBrowser()]);
  plain = await previewOf(host());
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

const host = () => `localhost:${server.port}`;
const stylePath = (of) => ["tenants", "acme", "domains", of, "style"];

async function previewOf(of) {
  const made = await admin(server.port, "POST", [...stylePath(of), "preview"], {});
  assert.equal(made.status, 200, made.body);
  return made.json.url;
}

/** Goes to every page of a preview in one language. */
async function visitEach(lang, check, options = {}) {
  const page = await browser.open({ viewport: DESKTOP, ...options });
  await page.goto(plain);
  const hrefs = await page.locator(`ul.previews a[href$="lang=${lang}"]`).evaluateAll((links) => links.map((link) => link.href));
  assert.equal(hrefs.length, PAGES);
  for (const href of hrefs) {
    await page.goto(href);
    assert.equal(await page.locator("html").getAttribute("lang"), lang, href);
    await check(page, new URL(href).pathname.split("/").at(-1));
  }
  await page.context().close();
}

async function violations(page, except = []) {
  await openMitIdBox(page);
  if (!(await page.evaluate("typeof axe !== 'undefined'"))) await page.evaluate(axe);
  const rules = Object.fromEntries(except.map((rule) => [rule, { enabled: false }]));
  const found = await page.evaluate(`axe.run(document, { resultTypes: ["violations"], rules: ${JSON.stringify(rules)} })`);
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" ")}`);
}

/** In forced colours the system's colours are seen, and axe reads ours. */
const MEDIA = [
  [{ colorScheme: "light", forcedColors: "none" }, []],
  [{ colorScheme: "dark", forcedColors: "none" }, []],
  [{ colorScheme: "light", forcedColors: "active" }, ["color-contrast"]],
];

for (const lang of ["da", "en"]) {
  test(`every page there is has no axe violation, light, dark and in forced colours (${lang})`, async () => {
    const broken = [];
    await visitEach(lang, async (page, name) => {
      for (const [media, except] of MEDIA) {
        await page.emulateMedia(media);
        const found = await violations(page, except);
        if (found.length) broken.push(`${name} ${JSON.stringify(media)}: ${found.join("; ")}`);
      }
    });
    assert.deepEqual(broken, []);
  });
}

// A window of 1280 pixels enlarged to 400 % is laid out as one of 320 (WCAG 1.4.10), so this is that test.
test("no page scrolls sideways at 320 pixels, which is 400 % of 1280, nor with text twice as large", async () => {
  const broken = [];
  for (const lang of ["da", "en"]) {
    await visitEach(
      lang,
      async (page, name) => {
        const width = () => page.evaluate(() => document.documentElement.scrollWidth);
        if ((await width()) > PHONE.width) broken.push(`${name} (${lang}): ${await width()} px`);
        await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
        if ((await width()) > PHONE.width) broken.push(`${name} (${lang}), large text: ${await width()} px`);
      },
      { viewport: PHONE },
    );
  }
  assert.deepEqual(broken, []);
});

test("what can be pressed is 24 pixels high and wide, or stands in a sentence", async () => {
  const broken = [];
  await visitEach("en", async (page, name) => {
    await openMitIdBox(page);
    const small = await page.evaluate(() => {
      return [...document.querySelectorAll("a, button, input:not([type=hidden]), summary")]
        .filter((one) => !one.matches(".skip") && one.getClientRects().length > 0 && one.parentElement.tagName !== "P")
        .filter((one) => Math.min(one.getBoundingClientRect().height, one.getBoundingClientRect().width) < 24)
        .map((one) => one.outerHTML);
    });
    if (small.length) broken.push(`${name}: ${small}`);
  });
  assert.deepEqual(broken, []);
});

test("each page can be walked through by the keyboard, and the focus is always seen", async () => {
  const broken = [];
  await visitEach("en", async (page, name) => {
    await openMitIdBox(page);
    const count = await page.locator("a[href], button, input:not([type=hidden]), summary").count();
    const met = new Set();
    // Where something else has the focus to begin with, the way leads round by the browser itself.
    for (let presses = 0; presses < count + 3; presses++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const one = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        return { html: one === document.body ? "" : one.outerHTML.slice(0, 80), seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
      });
      if (!focused.html) continue;
      met.add(focused.html);
      if (!focused.seen) broken.push(`${name}: ${focused.html} has no ring`);
    }
    if (met.size < count) broken.push(`${name}: ${met.size} of ${count} are reached`);
  });
  assert.deepEqual(broken, []);
});

test("a first visit to any page costs at most 14 kB over the wire, and asks nobody else", async () => {
  const broken = [];
  const page = await browser.open();
  // Every visit is a first one.
  await (await page.context().newCDPSession(page)).send("Network.setCacheDisabled", { cacheDisabled: true });
  /** @type {Map<string, Promise<number>>} */
  const sizes = new Map();
  page.on("response", (response) => {
    const url = new URL(response.url());
    if (response.status() >= 300 && response.status() < 400) return;
    if (url.host !== host()) broken.push(`${page.url()} asks ${url.host}`);
    // A preview's own script is no part of the page.
    if (url.pathname.endsWith("/preview.js")) return;
    const size = response.body().then((body) => gzipSync(body).length + 300);
    // Of what arrives when the page has gone on there is no body; what counts is awaited below.
    size.catch(() => {});
    sizes.set(url.pathname, size);
  });
  await page.goto(plain, { waitUntil: "networkidle" });
  const hrefs = await page.locator("ul.previews a").evaluateAll((links) => links.map((link) => link.href));
  for (const href of hrefs) {
    sizes.clear();
    await page.goto(href, { waitUntil: "networkidle" });
    const total = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0);
    if (total > FIRST_VISIT_MAX) broken.push(`${href}: ${total} bytes`);
  }
  assert.deepEqual(broken, []);
  await page.context().close();
});

test("a preview names what was blocked and what did not load, and leaves no cookie", async () => {
  const origin = "http://127.0.0.1:3000";
  const settings = { stylesheet: "#footer { color: inherit }", allowed_origins: [origin], logo_url: `${origin}/nothing.png` };
  const saved = await admin(server.port, "PUT", stylePath(host()), settings);
  assert.equal(saved.status, 201, saved.body);
  const page = await browser.open();
  await page.route("**/style/*/*.css", (route) =>
    route.fulfill({ contentType: "text/css", body: '#header { background: url("https://blocked.example/x.png") }' }),
  );
  await page.goto(`${await previewOf(host())}/mitid-beside-nemid?lang=en`);
  const report = page.locator("#preview-report");
  await report.locator("li").nth(1).waitFor();
  assert.match(await report.innerText(), /blocked \(img-src\): https:\/\/blocked\.example\/x\.png/);
  assert.match(await report.innerText(), /not loaded: http:\/\/127\.0\.0\.1:3000\/nothing\.png/);
  assert.deepEqual(await page.context().cookies(), []);
  await page.context().close();
});
