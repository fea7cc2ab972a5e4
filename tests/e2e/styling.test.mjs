// Tenants' styles in a real browser: what they may do to a page, and that they can do nothing to the
// MitID box.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, startMitId } from "./support/browser.mjs";
import { MITID, WEB, application, startCallback } from "./support/relying_party.mjs";
import { admin, startSeededServer } from "./support/seeded_server.mjs";

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 1000 };
/** How far down what stands above the box may push it, CSS pixels: more would be reached by scrolling all the same. */
const PUSHED_MAX = 800;

/**
 * What a hostile sheet could try. They are put in place of the tenant's sheet on its way to the
 * browser, so that the lock has to hold without the checker, which refuses some of them.
 */
const ATTACKS = {
  "everything is hidden": "* { display: none !important; visibility: hidden !important; opacity: 0 !important }",
  "the ancestors are hidden": "html, body, main, section, div { display: none !important }",
  "the box is hidden": "#mitid-box, #mitid-box * { display: none !important; visibility: collapse !important }",
  "all properties are unset": "* { all: unset !important } html body main section #mitid-box { all: revert !important }",
  "the page has no height": "html, body { height: 0 !important; max-height: 0 !important; overflow: hidden !important }",
  "the page is cut off": "body, main, section { clip-path: inset(50%) !important; clip: rect(0,0,0,0) !important; mask-image: linear-gradient(transparent, transparent) !important; -webkit-mask-image: none !important }",
  "filters": "html, body, main, section, #mitid-box { filter: blur(9px) opacity(0) !important; backdrop-filter: blur(9px) !important; mix-blend-mode: difference !important }",
  "transforms": "html, body, main, section, #mitid-box { transform: scale(.1) rotate(90deg) !important; translate: 900px 0 !important; scale: .2 !important; rotate: 45deg !important; offset-path: path('M0,0L900,900') !important; offset-distance: 90% !important; perspective: 1px !important }",
  "zoom and font size": "html { font-size: 60px !important; zoom: 3 !important } body { font-size: 0 !important; zoom: .1 !important } #mitid-box { font-size: 3px !important; zoom: 2 !important }",
  "positions": "body, main, section, #mitid-box { position: fixed !important; inset: -9999px auto auto -9999px !important; margin: -900px !important; float: right !important }",
  "narrow": "body, main, section, #mitid-box { width: 10px !important; max-width: 10px !important; height: 20px !important; max-height: 20px !important; overflow: hidden !important; padding: 300px !important }",
  "columns and grids": "body, main, section { columns: 9 !important; display: grid !important; grid-template: 1px / 1px !important; container-type: size !important; contain: strict !important; content-visibility: hidden !important; order: 9 !important }",
  "a sheet over it": "#header, #footer, h1, aside, nav { position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; background: red !important; opacity: 1 !important; transform: translateZ(9px) !important }",
  "pseudo-elements over it": "html::before, body::before, main::after, section::before, #mitid-box::before, #mitid-box::after, h1::after, #footer::after { content: 'x' !important; display: block !important; position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; background: red !important }",
  "the top layer": "@view-transition { navigation: auto } ::view-transition { position: fixed; inset: 0; background: red !important } ::backdrop { background: red !important }",
  "a layer before ours": "@layer a { body { display: none !important } } @layer { html, body, #mitid-box { display: none !important; opacity: 0 !important } }",
  "custom properties": ":root, * { --ink: red !important; --panel: red !important; --space: 99px !important; --radius: 99px !important } @property --ink { syntax: '<color>'; inherits: false; initial-value: red }",
  "animations": "@keyframes x { from, to { opacity: 0; transform: translateX(900px); visibility: hidden } } * { animation: x 99s infinite !important; transition: all 99s !important }",
  "shadow selectors": ":host { display: none !important } :host(#mitid-box) { display: none !important } #mitid-box::part(x) { display: none !important } ::slotted(*) { display: none !important } .mitid, .mitid-button, .mitid-footer { display: none !important; color: red !important }",
  "writing": "html, body, main, section, #mitid-box { direction: rtl !important; writing-mode: vertical-rl !important; text-indent: -9999px !important; letter-spacing: 9px !important; word-spacing: 99px !important; line-height: 0 !important; text-transform: uppercase !important; color: transparent !important; -webkit-text-fill-color: transparent !important; -webkit-text-security: disc !important; text-align: right !important; unicode-bidi: bidi-override !important }",
  "first letters": "*::first-letter { font-size: 300px !important; color: red !important } *::first-line { font-size: 90px !important; color: red !important; text-transform: uppercase !important }",
  "floats before it": "#header, h1, aside, nav { float: left !important; width: 90vw !important; height: 3000px !important; margin: 0 0 -3000px !important; shape-outside: circle() !important }",
  "floats and margins within what is before it": "#header *, h1 *, aside *, nav * { float: left !important; margin: -999px !important; width: 90vw !important; height: 900px !important; display: block !important }",
  "a tall page before it": "#header, h1, aside, nav { height: 9999px !important; padding: 5000px 0 !important; margin: 5000px !important }",
  "pulled up": "#header, h1, aside, nav { margin-top: -9999px !important; margin-bottom: -9999px !important }",
  "fonts": "* { font-family: fantasy !important; font: 900 90px/3 fantasy !important } @font-face { font-family: 'Acme'; src: local('Arial') }",
  "colours": "html { color-scheme: only dark !important; forced-color-adjust: none !important; accent-color: red !important } * { background: red !important; color: red !important; outline: 99px solid red !important; border: 99px solid red !important; box-shadow: 0 0 0 999px red !important }",
  "nobody can reach it": "* { pointer-events: none !important; user-select: none !important; touch-action: none !important; cursor: none !important; interactivity: inert !important }",
  "snapped away": "html { scroll-snap-type: y mandatory !important; scroll-padding: 900px !important } #footer { scroll-snap-align: start !important } html { overflow: hidden !important; overscroll-behavior: none !important }",
  "tables and flex": "body { display: flex !important; flex-direction: row-reverse !important } main { display: table-cell !important; flex: 0 0 0 !important } section { display: contents !important } #mitid-box { display: inline !important }",
  "anchors": "#header { anchor-name: --a } #mitid-box { position: absolute !important; position-anchor: --a !important; top: anchor(bottom) !important; left: -900px !important }",
};

let server, callback, browser;
before(async () => {
  [server, callback, browser] = await Promise.all([startSeededServer(), startCallback(), startBrowser()]);
  await saveStyle({ stylesheet: "#header { color: inherit }" });
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

const mitidHost = () => `127.0.0.1:${server.port}`;
const stylePath = (host) => ["tenants", "acme", "domains", host, "style"];

/** Saves a style and publishes it. */
async function saveStyle(settings, host = mitidHost()) {
  const found = await admin(server.port, "GET", stylePath(host));
  const headers = found.status === 200 ? { "if-match": String(found.headers.etag) } : {};
  const saved = await admin(server.port, "PUT", stylePath(host), settings, headers);
  assert.ok(saved.status < 300, saved.body);
  const published = await admin(server.port, "POST", [...stylePath(host), "publish"], {});
  assert.equal(published.status, 200, published.body);
  for (;;) {
    const { json } = await admin(server.port, "GET", ["tenants", "acme", "publication"]);
    if (json.published) return saved.json;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The page with the MitID box, wearing `css` instead of the tenant's own sheet. */
async function openBox(css, viewport, { shows = "body", ...more } = {}) {
  const page = await browser.open({ viewport, reducedMotion: "reduce", ...more });
  let wore = false;
  await page.route("**/style/*/*.css", (route) => {
    wore = true;
    return route.fulfill({ contentType: "text/css", body: css });
  });
  const app = await application(server.mitidOrigin, WEB);
  const { url } = await app.begin({ acr_values: MITID, ui_locales: "en" });
  // The login path may still know the domain without a style, or with the one before.
  for (let tries = 0; !wore || !(await page.locator(shows).count()); tries++) {
    assert.ok(tries < 100, "the page wears the tenant's style");
    await page.goto(url.href);
    await page.evaluate(() => document.fonts.ready);
  }
  return page;
}

/** What can be measured of the box: where it is, what is drawn, what whoever points at it meets, and the styles inside. */
async function measure(page) {
  await page.evaluate(() => {
    const box = document.querySelector("#mitid-box");
    // Between two pixels the same letters are drawn otherwise: the box is put onto one.
    const beyond = (box.getBoundingClientRect().y + scrollY) % 1;
    if (beyond) box.parentElement.style.setProperty("padding-top", `${1 - beyond}px`, "important");
    box.scrollIntoView({ block: "start" });
  });
  const seen = await page.evaluate(() => {
    const box = document.querySelector("#mitid-box");
    const { x, y, width, height } = box.getBoundingClientRect();
    let covered = 0;
    for (let across = 1; across < 10; across++) {
      for (let down = 1; down < 20; down++) {
        const at = [x + (width * across) / 10, y + (height * down) / 20];
        if (at[1] < innerHeight && at[1] > 0 && document.elementFromPoint(...at) !== box) covered++;
      }
    }
    return { rect: { x, width, height }, top: y + scrollY, clip: { x, y, width, height }, covered };
  });
  const cdp = await page.context().newCDPSession(page);
  const { root } = await cdp.send("DOM.getDocument", { depth: -1, pierce: true });
  const inside = [];
  const visit = async (node, within) => {
    if (within && node.nodeType === 1 && node.nodeName !== "LINK") {
      await cdp.send("CSS.enable");
      const { computedStyle } = await cdp.send("CSS.getComputedStyleForNode", { nodeId: node.nodeId });
      // Where things are is measured; these depend on how far the page is scrolled or wide.
      const kept = computedStyle.filter(({ name }) => !name.startsWith("--") && !/origin/.test(name));
      inside.push(`${node.nodeName} ${kept.map(({ name, value }) => `${name}:${value}`).join(";")}`);
    }
    for (const child of [...(node.children ?? []), ...(node.shadowRoots ?? [])]) {
      await visit(child, within || child.shadowRootType === "closed");
    }
  };
  await cdp.send("DOM.enable");
  await visit(root, false);
  await cdp.detach();
  const pictures = [];
  // Behind the round corners the page is seen, which a style may paint: a cross without them is compared.
  for (const [across, down] of [[0, 10], [10, 0]]) {
    const { x, y, width, height } = seen.clip;
    if (width < 2 * across + 1) return { ...seen, inside, picture: "nothing is to be seen" };
    const clip = { x: x + across, y: y + down, width: width - 2 * across, height: height - 2 * down };
    pictures.push((await page.screenshot({ clip, animations: "disabled" })).toString("base64"));
  }
  return { ...seen, inside, picture: pictures.join() };
}

for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
  test(`no style sheet changes the MitID box on a ${size}, pixel by pixel and rule by rule`, async () => {
    const plain = await openBox("", viewport);
    const expected = await measure(plain);
    await plain.context().close();
    assert.ok(expected.rect.width >= Math.min(400, viewport.width) && expected.rect.height >= 588, JSON.stringify(expected.rect));
    assert.ok(expected.inside.length > 8, "the styles inside the closed root are read");
    assert.equal(expected.covered, 0);
    const broken = [];
    for (const [name, css] of Object.entries(ATTACKS)) {
      const page = await openBox(css, viewport);
      const seen = await measure(page);
      const faults = [];
      if (JSON.stringify(seen.rect) !== JSON.stringify(expected.rect)) faults.push(JSON.stringify(seen.rect));
      if (seen.covered) faults.push(`${seen.covered} points lead elsewhere`);
      if (seen.top < 0 || seen.top > PUSHED_MAX) faults.push(`it begins at ${seen.top}`);
      const other = seen.inside.findIndex((style, at) => style !== expected.inside[at]);
      if (other >= 0 || seen.inside.length !== expected.inside.length) {
        const [before, now] = [expected.inside[other]?.split(";"), seen.inside[other]?.split(";")];
        faults.push(`styles inside: ${now?.filter((rule) => !before?.includes(rule)).slice(0, 5)}`);
      }
      if (seen.picture !== expected.picture) faults.push("it looks different");
      if (faults.length) broken.push(`${name}: ${faults.join(", ")}`);
      await page.context().close();
    }
    assert.deepEqual(broken, []);
  });
}

test("the box stands as it should in a tenant's own HTML, whatever is done to that", async () => {
  const html = '<header class="top"><p>Acme</p></header><div class="outer"><div class="inner"><verify/></div></div><footer class="end">Bye</footer>';
  await saveStyle({ stylesheet: "#header { color: inherit }", html });
  const plain = await openBox("", DESKTOP, { shows: ".outer" });
  assert.equal(await plain.locator(".outer > .inner > main").count(), 1);
  assert.equal(await plain.locator("main .language").count(), 1, "the language can be switched");
  const expected = await measure(plain);
  await plain.context().close();
  const all = ".top, .outer, .inner, .end, .outer *, .inner *";
  const broken = [];
  for (const [name, css] of Object.entries({
    hidden: `${all} { display: none !important; opacity: 0 !important; visibility: hidden !important }`,
    small: `${all} { width: 9px !important; height: 9px !important; overflow: hidden !important; padding: 400px !important; margin: -99px !important }`,
    moved: `${all} { position: fixed !important; inset: 50% !important; transform: scale(.1) rotate(9deg) !important; zoom: 3 !important }`,
    covered: `.top, .end, .top::before, .outer::before, .inner::after, .end::after { content: "x"; position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; background: red !important }`,
    pushed: `.top, .top * { height: 9999px !important; margin: 999px !important; padding: 999px !important; float: left !important }`,
  })) {
    const page = await openBox(css, DESKTOP);
    const seen = await measure(page);
    const same = seen.picture === expected.picture && JSON.stringify(seen.rect) === JSON.stringify(expected.rect);
    if (!same || seen.covered || seen.top < 0 || seen.top > PUSHED_MAX) {
      broken.push(`${name}: ${JSON.stringify(seen.rect)}, covered ${seen.covered}, top ${seen.top}, ${seen.picture === expected.picture}`);
    }
    await page.context().close();
  }
  assert.deepEqual(broken, []);
  await saveStyle({ stylesheet: "#header { color: inherit }" });
});

test("the box works under the worst of sheets, and by the keyboard", async () => {
  const page = await openBox(Object.values(ATTACKS).join("\n"), DESKTOP);
  await startMitId(page);
  await page.waitForURL(/\/simulator\/mitid/);
  await page.context().close();
});

test("the lock is what holds the box: without it a sheet hides it", async () => {
  const page = await browser.open({ viewport: DESKTOP });
  await page.route("**/assets/lock.css", (route) => route.fulfill({ contentType: "text/css", body: "" }));
  await page.route("**/style/*/*.css", (route) =>
    route.fulfill({ contentType: "text/css", body: ATTACKS["the page has no height"] + ATTACKS["transforms"] }),
  );
  const app = await application(server.mitidOrigin, WEB);
  const { url } = await app.begin({ acr_values: MITID, ui_locales: "en" });
  await page.goto(url.href);
  const width = await page.evaluate(() => document.querySelector("#mitid-box").getBoundingClientRect().width);
  assert.ok(width < 400, String(width));
  await page.context().close();
});

test("what a sheet may style, it styles: grounds, fonts and colours, beside the box and around it", async () => {
  const page = await openBox(
    "body.broker { background: rgb(1, 2, 3); font-family: fantasy } #headline { color: rgb(4, 5, 6) } h1 { font-style: italic }",
    DESKTOP,
  );
  const styles = await page.evaluate(() => {
    const of = (selector) => getComputedStyle(document.querySelector(selector));
    return [of("body").backgroundColor, of("body").fontFamily, of("#headline").color, of("h1").fontFamily];
  });
  assert.deepEqual(styles, ["rgb(1, 2, 3)", "fantasy", "rgb(4, 5, 6)", "fantasy"]);
  await page.context().close();
});

test("nothing of a style leads to an origin that was not allowed", async () => {
  const page = await openBox(
    `#header { background: url(http://127.0.0.1:3000/callback?leak) } @font-face { font-family: x; src: url(http://127.0.0.1:3000/callback?font) } body { font-family: x }
     @import "http://127.0.0.1:3000/callback?import";`,
    DESKTOP,
  );
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("requestfailed", (request) => asked.splice(asked.indexOf(request.url()), 1));
  await page.reload();
  await page.waitForLoadState("networkidle");
  assert.deepEqual(asked.filter((url) => url.includes(":3000")), []);
  await page.context().close();
});
