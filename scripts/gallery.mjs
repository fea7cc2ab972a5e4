// @ts-check
// The pictures of scripts/gallery, and the sheet that shows them.
//
//   node scripts/gallery.mjs DIRECTORY
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { startBrowser } from "../tests/e2e/support/browser.mjs";
import { startCallback } from "../tests/e2e/support/relying_party.mjs";
import { admin, startSeededServer } from "../tests/e2e/support/seeded_server.mjs";
import { visitEveryPage } from "../tests/e2e/support/tour.mjs";

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const SCHEMES = /** @type {const} */ (["light", "dark"]);
const LANGUAGES = /** @type {const} */ (["da", "en"]);

const directory = process.argv[2];
await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });

/** @type {Map<string, { file: string, label: string, width: number }[]>} pictures by page */
const pages = new Map();

async function takePictures(/** @type {"da" | "en"} */ lang, /** @type {string} */ name, /** @type {import("playwright-core").Page} */ page) {
  const pictures = pages.get(name) ?? [];
  pages.set(name, pictures);
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      const file = `${[...pages.keys()].indexOf(name)}-${lang}-${size}-${colorScheme}.png`;
      await page.screenshot({ path: path.join(directory, file), fullPage: true });
      pictures.push({ file, label: `${lang}, ${size}, ${colorScheme}`, width: size === "phone" ? 195 : 420 });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(SIZES.desktop);
}

const escape = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function sheet() {
  const sections = [...pages].map(
    ([name, pictures]) =>
      `<h2>${escape(name)}</h2><div>${pictures
        .map(
          ({ file, label, width }) =>
            `<figure><a href="${file}"><img src="${file}" width="${width}" alt="${escape(name)}: ${label}" loading="lazy"></a><figcaption>${label}</figcaption></figure>`,
        )
        .join("")}</div>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Hosted pages</title>
<style>body { font: 14px/1.4 system-ui; margin: 2rem; background: #ddd } div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start }
figure { margin: 0 } img { display: block; box-shadow: 0 1px 4px #0005 } figcaption { color: #333 }</style>
<h1>Hosted pages</h1>${sections.join("\n")}</html>\n`;
}

/** The pages that the tour does not come by: every error, and the states of every page. */
async function previews(/** @type {"da" | "en"} */ lang) {
  const host = `localhost:${server.port}`;
  const made = await admin(server.port, "POST", ["tenants", "acme", "domains", host, "style", "preview"], {});
  const page = await browser.open();
  await page.goto(made.json.url);
  const links = page.locator(`ul.previews a[href$="lang=${lang}"]`);
  const hrefs = await links.evaluateAll((all) => all.map((link) => /** @type {HTMLAnchorElement} */ (link).href));
  for (const href of hrefs) {
    await page.goto(href);
    await takePictures(lang, `preview: ${new URL(href).pathname.split("/").at(-1)}`, page);
  }
  await page.context().close();
}

const [server, callback, browser] = await Promise.all([startSeededServer(), startCallback(), startBrowser()]);
try {
  for (const lang of LANGUAGES) {
    await visitEveryPage(browser, server, lang, (name, page) => takePictures(lang, name, page));
    await previews(lang);
  }
  await writeFile(path.join(directory, "index.html"), sheet());
  console.log(`${pages.size} pages, ${[...pages.values()].flat().length} pictures`);
} finally {
  await browser.close();
  await callback.close();
  await server.stop();
}
