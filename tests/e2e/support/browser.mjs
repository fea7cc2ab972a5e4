// @ts-check
// A real Chromium.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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
 * @param {object} [options]
 * @param {string[]} [options.args] more arguments for it
 * @param {boolean} [options.thirdPartyCookies] whether frames of other sites keep their cookies,
 *   which most browsers allow unless asked not to. Debian's Chromium does not
 */
export async function startBrowser({ args = [], thirdPartyCookies = false } = {}) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  // Its profile goes to a place of its own, which is removed with it.
  const scratch = await mkdtemp(path.join(tmpdir(), "edge-eid-chromium-"));
  const options = {
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
  };
  const browser = thirdPartyCookies ? await launchWithFrames(scratch, options) : await chromium.launch(options);
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

/** Starts it with a profile that says so: there is no argument for third-party cookies. */
async function launchWithFrames(
  /** @type {string} */ scratch,
  /** @type {import("playwright-core").LaunchOptions} */ options,
) {
  const profile = path.join(scratch, "profile");
  await mkdir(path.join(profile, "Default"), { recursive: true });
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  await writeFile(path.join(profile, "Default/Preferences"), JSON.stringify(preferences));
  const browser = (await chromium.launchPersistentContext(profile, options)).browser();
  if (!browser) throw new Error("the browser was started without a handle on it");
  return browser;
}

/** Chooses a tab of the login page, which leads to the eID. */
export async function chooseTab(/** @type {Page} */ page, /** @type {"nemid" | "mitid"} */ eid) {
  await page.locator(`[data-eid="${eid}"]`).click();
}

/**
 * Presses the start button in the MitID box. Its shadow root is closed, so the button is not to be
 * found: whoever focuses the box focuses the button.
 */
export async function startMitId(/** @type {Page} */ page) {
  await page.locator("#mitid-box").press("Enter");
}

/**
 * Puts the content of the MitID box, which stands beside its shadow root for browsers of old, in its
 * place: programs that check pages can't look into a closed root.
 */
export async function openMitIdBox(/** @type {Page} */ page) {
  await page.evaluate(() => {
    const box = document.querySelector("#mitid-box");
    if (!box) return;
    const open = document.createElement("div");
    open.append(...box.childNodes);
    box.replaceWith(open);
  });
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
