// @ts-check
// A browser without eyes: cookies for each host, redirects followed one by one, links and the
// simulator's form. For tests that need many logins, or what every single answer was.
import assert from "node:assert/strict";
import { send } from "./http.mjs";
import { secretsOf } from "./log_check.mjs";

/** @typedef {import("./http.mjs").Answer & { url: URL }} Visited */

/** The text of an HTML attribute. */
function attribute(/** @type {string} */ text) {
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export class Walker {
  /** What every walker sent and got that belongs into no log. @type {Set<string>} */
  static secrets = new Set();
  /** @type {Map<string, Map<string, string>>} */
  #jars = new Map();
  /** Every answer of the broker, in order. @type {Visited[]} */
  visited = [];
  /** @type {(url: URL) => boolean} */
  #isEnd;

  /**
   * @param {(url: URL) => boolean} [isEnd] which addresses a redirect is not followed to: those of
   *   the application at port 3000, unless told otherwise
   */
  constructor(isEnd = (url) => url.port === "3000") {
    this.#isEnd = isEnd;
  }

  /** Cookies for a host, as (name, value). */
  cookies(/** @type {string} */ hostname) {
    let jar = this.#jars.get(hostname);
    if (!jar) this.#jars.set(hostname, (jar = new Map()));
    return jar;
  }

  /** One request, not following where it leads. */
  async request(/** @type {URL | string} */ address, /** @type {Record<string, string> | undefined} */ form) {
    const url = new URL(address);
    for (const secret of [...secretsOf(url), form?.request ?? ""]) Walker.secrets.add(secret);
    const jar = this.cookies(url.hostname);
    /** @type {Record<string, string>} */
    const headers = { accept: "text/html,*/*;q=0.8" };
    if (jar.size > 0) headers.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    if (form) headers["content-type"] = "application/x-www-form-urlencoded";
    const answer = await send(Number(url.port), {
      host: url.host,
      method: form ? "POST" : "GET",
      path: url.pathname + url.search,
      headers,
      body: form && new URLSearchParams(form).toString(),
    });
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0(;|$)|expires=[^;]* 1970 /i.test(line)) jar.delete(name);
      else jar.set(name, value);
      // The tab used last is no secret, and a word of every log line.
      if (name !== "__Host-tab") Walker.secrets.add(value);
    }
    const visited = { ...answer, url };
    this.visited.push(visited);
    return visited;
  }

  /**
   * Opens an address and follows redirects, up to a page, or to an address of the application,
   * which is not opened.
   * @param {URL | string} address
   * @param {Record<string, string>} [form]
   * @returns {Promise<Visited>}
   */
  async open(address, form) {
    let answer = await this.request(address, form);
    for (let hops = 0; answer.headers.location; hops++) {
      assert.ok(hops < 10, "redirected again and again");
      const next = new URL(answer.headers.location, answer.url);
      if (this.#isEnd(next)) {
        for (const secret of secretsOf(next)) Walker.secrets.add(secret);
        return { ...answer, url: next };
      }
      answer = await this.request(next, undefined);
    }
    return answer;
  }

  /** Where a link of a page leads, found by a piece of its tag. */
  link(/** @type {Visited} */ page, /** @type {string} */ mark) {
    const tag = page.body.match(/<a [^>]*>/g)?.find((text) => text.includes(mark));
    const href = tag?.match(/ href="([^"]*)"/)?.[1];
    assert.ok(href, `no link with ${mark} on ${page.url.pathname} (status ${page.status})`);
    return new URL(attribute(href), page.url);
  }

  /** Follows such a link. */
  follow(/** @type {Visited} */ page, /** @type {string} */ mark) {
    return this.open(this.link(page, mark));
  }

  /** Answers the simulator's form; ends where the eID sent the browser. */
  async simulator(/** @type {Visited} */ page, /** @type {string} */ user, answer = "approve") {
    return this.open(await this.simulated(page, user, answer));
  }

  /** Answers the simulator's form; gives where the eID would send the browser. */
  async simulated(/** @type {Visited} */ page, /** @type {string} */ user, answer = "approve") {
    assert.match(page.url.pathname, /^\/simulator\//);
    const request = page.body.match(/name="request" value="([^"]*)"/)?.[1];
    assert.ok(request);
    const action = page.body.match(/ action="([^"]*)"/)?.[1];
    assert.ok(action);
    const movingOn = await this.open(new URL(attribute(action), page.url), {
      request: attribute(request),
      user,
      answer,
    });
    return this.link(movingOn, 'id="continue"');
  }

  /**
   * A whole login by a tab; the application's address with the answer.
   * @param {URL | string} url
   * @param {"nemid" | "mitid"} eid
   */
  async logIn(url, eid, user = "ditlev") {
    const page = await this.open(url);
    const simulator = await this.follow(page, `data-eid="${eid}"`);
    const answer = await this.simulator(simulator, user);
    assert.equal(answer.url.port, "3000", `ended at ${answer.url.pathname} with ${answer.status}`);
    return answer.url;
  }
}
