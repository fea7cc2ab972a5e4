// @ts-check
// A real Chromium.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { secretsOf } from "./log_check.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Browser} Browser */

/** How long a page may take to get where it is expected: a limit, not a measure. */
const PATIENCE_MILLISECONDS = 30_000;

/**
 * Starts the browser that scripts/test found. Close it with `close()`.
 * @param {string[]} [args] more arguments for it
 */
export async function startBrowser(args = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  // Its profile goes to a place of its own, which is removed with it.
  const scratch = await mkdtemp(path.join(tmpdir(), "edge-eid-chromium-"));
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, TMPDIR: scratch },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...args,
    ],
  });
  /** @type {Set<string>} */
  const secrets = new Set();
  return {
    /** Everything secret that stood in an address a page was opened at. */
    secrets,
    /**
     * A browser of its own, as far as cookies go, with one tab.
     * @param {import("playwright-core").BrowserContextOptions} [options] English unless told otherwise
     */
    async open(options = {}) {
      const context = await browser.newContext({ locale: "en-GB", ...options });
      context.setDefaultTimeout(PATIENCE_MILLISECONDS);
      context.on("request", (request) => {
        if (request.isNavigationRequest()) for (const secret of secretsOf(request.url())) secrets.add(secret);
      });
      return context.newPage();
    },
    async close() {
      await browser.close();
      await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Chooses a tab of the login page, which leads to the eID. */
export async function chooseTab(/** @type {Page} */ page, /** @type {"nemid" | "mitid"} */ eid) {
  await page.locator(`[data-eid="${eid}"]`).click();
}

/** Answers the simulator's form as a test person. */
export async function answerSimulator(
  /** @type {Page} */ page,
  /** @type {string} */ user,
  /** @type {"approve" | "cancel"} */ answer = "approve",
) {
  await page.waitForURL(/\/simulator\/(nemid|mitid)\/authorize/);
  await page.locator('input[name="user"]').fill(user);
  await page.locator(`button[name="answer"][value="${answer}"]`).click();
}

/** Waits until the browser is back at the application, and tells with what. */
export async function backAtApplication(/** @type {Page} */ page) {
  await page.waitForURL(/:3000\/callback\?/);
  return new URL(page.url());
}

/**
 * Opens an authorization URL, chooses a tab, logs in and comes back with the answer.
 * @param {Page} page
 * @param {URL | string} url
 * @param {"nemid" | "mitid"} eid
 * @param {string} [user]
 */
export async function logIn(page, url, eid, user = "ditlev") {
  await page.goto(String(url));
  await chooseTab(page, eid);
  await answerSimulator(page, user);
  return backAtApplication(page);
}
