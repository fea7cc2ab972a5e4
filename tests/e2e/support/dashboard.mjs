// @ts-check
// People at the dashboard, in a real browser.
import assert from "node:assert/strict";
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
