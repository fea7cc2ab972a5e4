// @ts-check
// People at the dashboard, in a real browser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { answerSimulator } from "./browser.mjs";
import { send } from "./http.mjs";
import { ADMIN_TOKEN } from "./server.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** The dashboard's origin. */
export const origin = (/** @type {number} */ port) => `http://manage.localhost:${port}`;

/**
 * A link that makes its reader an operator, or the owner of a tenant.
 * @param {number} port
 * @param {string} [tenant]
 */
export async function setUpLink(port, tenant) {
  const answer = await send(port, {
    host: `manage.localhost:${port}`,
    method: "POST",
    path: "/set-up",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(tenant ? { tenant } : {}),
  });
  assert.equal(answer.status, 201, answer.body);
  return JSON.parse(answer.body).link;
}

/**
 * Opens a page of the dashboard and signs in on the way, as one of the simulator's people.
 * @param {Page} page
 * @param {string} url
 * @param {string} person
 */
export async function openAs(page, url, person) {
  await page.goto(url);
  await page.locator('a[href^="/sign-in"]').click();
  await answerSimulator(page, person);
  await page.waitForURL(url);
}

/**
 * Takes an invitation.
 * @param {Page} page
 * @param {string} link
 * @param {string} person
 */
export async function join(page, link, person) {
  await openAs(page, link, person);
  await page.locator("main form button").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/invitations"));
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Opens a page, which has no axe violation and does not scroll sideways on a narrow screen.
 * @param {Page} page
 * @param {string} url
 */
export async function open(page, url) {
  const answer = await page.goto(url);
  assert.equal(answer?.status(), 200, `${url}: ${await page.locator("h1").innerText()}`);
  await page.evaluate(axe);
  for (const [width, colorScheme] of /** @type {[number, "light" | "dark"][]} */ ([[1280, "light"], [320, "dark"]])) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const { violations } = /** @type {any} */ (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })"));
    const told = (/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ { html }) => html).join(" ")}`;
    assert.deepEqual(violations.map(told), [], `${url}, ${width} px`);
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `${url} at ${width} px`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** Presses the button of the form that does this. */
export async function press(/** @type {Page} */ page, /** @type {string} */ act) {
  const form = page.locator("form").filter({ has: page.locator(`input[name="act"][value="${act}"]`) });
  await Promise.all([page.waitForNavigation(), form.first().locator("button").click()]);
}

/** Saves the form of a page, or the one that holds a field; it has to be stored. */
export async function save(/** @type {Page} */ page, /** @type {string} */ field = "") {
  const forms = page.locator("main form.settings");
  const form = field ? forms.filter({ has: page.locator(`[name="${field}"]`) }) : forms.last();
  await Promise.all([page.waitForNavigation(), form.locator("button[type=submit]").click()]);
  assert.match(page.url(), /saved=|order$/, await page.locator("main").innerText());
}

/** Types into the fields of a page, by their names. */
export async function fill(/** @type {Page} */ page, /** @type {Record<string, string>} */ typed) {
  for (const [name, value] of Object.entries(typed)) await page.locator(`[name="${name}"]`).fill(value);
}
