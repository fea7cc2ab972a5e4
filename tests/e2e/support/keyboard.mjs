// @ts-check
// Somebody without a mouse: gets everywhere with Tab, and sees all the way where he is.
import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Page} Page */

/** More presses than any page has places. */
const PRESSES_MAX = 200;

/**
 * What is known in a page of its places: those that Tab has to reach, in the document's order, and what is
 * wrong with the one that has the focus. Runs in the page.
 */
function inPage() {
  const selector = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  /** @type {any} */ (globalThis).keyboard = {
    last: undefined,
    /** Every place, whether or not it is on the screen by now. */
    places() {
      const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);
      const isThere = (/** @type {HTMLElement} */ it) =>
        it.checkVisibility({ visibilityProperty: true }) && !it.matches(":disabled, [tabindex='-1']");
      // Of radio buttons the chosen one stands for all.
      const isOne = (/** @type {any} */ it) => it.type !== "radio" || it.checked || !document.querySelector(`[name="${it.name}"]:checked`);
      return all.filter((it) => isThere(it) && isOne(it));
    },
    /** What somebody hears of a place. */
    name(/** @type {any} */ it) {
      const byId = (it.getAttribute("aria-labelledby") ?? "").split(" ").map((/** @type {string} */ id) => document.getElementById(id)?.textContent);
      const labels = [...(it.labels ?? [])].map((label) => label.textContent);
      const named = [it.getAttribute("aria-label"), ...byId, ...labels, it.matches("input, select, textarea") ? "" : it.textContent];
      return named.map((text) => (text ?? "").trim()).find(Boolean) ?? "";
    },
    /** A place in few words. */
    tell(/** @type {Element} */ it) {
      const attributes = ["id", "name", "href", "value", "class"].filter((name) => it.getAttribute(name)).map((name) => ` ${name}=${it.getAttribute(name)}`);
      return `<${it.localName}${attributes.join("")}>`;
    },
    /** What is wrong with the place that has the focus; nothing where somebody sees it. */
    fault() {
      const it = document.activeElement;
      if (!it || it === document.body) {
        // Behind the last place is the browser's own.
        const isBehind = (/** @type {Node} */ place) => this.last.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING;
        return this.last && !this.places().some(isBehind) ? "" : "the focus is lost";
      }
      this.last = it;
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(it);
      const box = it.getBoundingClientRect();
      const isOnScreen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
      const told = this.tell(it);
      if (!isOnScreen) return `${told} has the focus and is not on the screen`;
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2 || /, 0\)$/.test(outlineColor)) return `${told} does not show that it has the focus`;
      const covered = document.elementFromPoint(Math.max(box.left, 0) + 4, Math.min(Math.max(box.top, 0) + 4, innerHeight - 1));
      if (covered && it !== covered && !it.contains(covered) && !covered.contains(it)) return `${told} is covered by ${this.tell(covered)}`;
      return "";
    },
  };
}

/** Puts the functions above into the page, where they are not yet. */
async function know(/** @type {Page} */ page) {
  if (!(await page.evaluate("'keyboard' in globalThis"))) await page.evaluate(inPage);
}

/** Presses Tab until this place has the focus; on the way everything is to be seen. */
export async function tabTo(/** @type {Page} */ page, /** @type {string} */ selector) {
  await know(page);
  for (let presses = 0; presses < PRESSES_MAX; presses++) {
    await page.keyboard.press("Tab");
    const [fault, isThere] = await page.evaluate(
      (wanted) => [/** @type {any} */ (globalThis).keyboard.fault(), document.activeElement?.matches(wanted)],
      selector,
    );
    assert.equal(fault, "", page.url());
    if (isThere) return;
  }
  assert.fail(`${page.url()}: the Tab key does not get to ${selector}`);
}

/** Goes to a place that leads on, and follows it. */
export async function follow(/** @type {Page} */ page, /** @type {string} */ selector, key = "Enter") {
  await tabTo(page, selector);
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
}

/** Types into fields, by their names, in the order of the page. */
export async function typeInto(/** @type {Page} */ page, /** @type {Record<string, string>} */ typed) {
  for (const [name, text] of Object.entries(typed)) {
    await tabTo(page, `[name="${name}"]`);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(text);
  }
}

/** Gets through a page from its beginning to its end: all places in order, each seen and with a name. */
export async function assertWalk(/** @type {Page} */ page, /** @type {string} */ url) {
  const answer = await page.goto(url);
  assert.equal(answer?.status(), 200, url);
  await know(page);
  // What is folded away is there as well.
  await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
  const nameless = await page.evaluate(() => {
    const { keyboard } = /** @type {any} */ (globalThis);
    return keyboard.places().filter((/** @type {Element} */ it) => !keyboard.name(it)).map(keyboard.tell);
  });
  assert.deepEqual(nameless, [], `${url}: no name`);
  const wanted = await page.evaluate(() => {
    const { keyboard } = /** @type {any} */ (globalThis);
    globalThis.places = keyboard.places();
    // A page may begin elsewhere, where it has to tell something first: from there on, then.
    /** @type {any} */ (document.activeElement)?.blur();
    getSelection()?.removeAllRanges();
    return globalThis.places.map(keyboard.tell);
  });
  assert.ok(wanted.length > 0, url);
  const reached = [];
  for (let presses = 0; presses < PRESSES_MAX && reached.length < wanted.length; presses++) {
    await page.keyboard.press("Tab");
    const { fault, at, scrolls } = await page.evaluate(() => {
      const it = /** @type {HTMLElement} */ (document.activeElement);
      const { overflowX, overflowY } = getComputedStyle(it);
      const scrolls = [overflowX, overflowY].some((way) => way === "auto" || way === "scroll");
      return { fault: /** @type {any} */ (globalThis).keyboard.fault(), at: globalThis.places.indexOf(it), scrolls };
    });
    assert.equal(fault, "", `${url} after ${wanted[reached.at(-1) ?? 0]}`);
    // Browsers also stop at what scrolls.
    if (at === -1 && scrolls) continue;
    reached.push(at);
    assert.equal(at, reached.length - 1, `${url}: after ${wanted[reached.length - 2]} comes ${wanted[at]}, not ${wanted[reached.length - 1]}`);
  }
  assert.equal(reached.length, wanted.length, `${url}: Tab does not get to ${wanted[reached.length]}`);
}
