// @ts-check
// The browsers and the application of the benchmark, in a process of their own: whole logins, several at
// once, each with its own cookies, and each checked.
import { createHash, randomBytes } from "node:crypto";
import { createLocalJWKSet, jwtVerify } from "jose";
import { Connection } from "./connection.mjs";
import { APPLICATION } from "./settings.mjs";

/** More redirects than any peer has. */
const HOPS_MAX = 12;
/** Of so many tokens the signature of one is verified, after the clock has stopped. */
const VERIFIED_OF = 20;

/**
 * A broker as an application knows it.
 * @typedef {object} Peer
 * @property {string} issuer
 * @property {number} port where it listens; the issuer is in the Host header
 * @property {string} authorize path of the authorization endpoint
 * @property {string} token path of the token endpoint
 * @property {string} keys path of its key set
 * @property {Record<string, string>} parameters of the authorization request, beside the usual ones
 * @property {"id_token" | "access_token"} answer which token says who logged in
 * @property {string} alg what signs it
 */

/** A cookie jar for one login at one host, as far as brokers need one: names, values, paths. */
class Jar {
  /** @type {Map<string, { path: string, value: string }>} */
  #cookies = new Map();

  /** Cookies of a path. */
  at(/** @type {string} */ target) {
    const sent = [];
    for (const [name, { path, value }] of this.#cookies) if (target.startsWith(path)) sent.push(`${name}=${value}`);
    return sent.join("; ");
  }

  take(/** @type {string} */ head) {
    for (const [, line] of head.matchAll(/\r\nset-cookie: *([^\r]*)/gi)) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? ["", "", ""];
      if (/; *max-age=0(;|$)|; *expires=[^;]* 1970 /i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, { path: /; *path=([^;]*)/i.exec(line)?.[1] ?? "/", value });
    }
  }
}

/** One login; the token that says who logged in. */
async function logIn(
  /** @type {Peer} */ peer,
  /** @type {Connection} */ broker,
  /** @type {Connection} */ upstream,
  /** @type {string} */ upstreamOrigin,
) {
  const [verifier, state, nonce] = [1, 2, 3].map(() => randomBytes(32).toString("base64url"));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: APPLICATION.id,
    redirect_uri: APPLICATION.callback,
    scope: "openid",
    state,
    nonce,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...peer.parameters,
  });
  const jar = new Jar();
  let at = `${peer.issuer}${peer.authorize}?${query}`;
  for (let hops = 0; !at.startsWith(`${APPLICATION.callback}?`); hops++) {
    const here = at.startsWith(`${peer.issuer}/`);
    if (hops > HOPS_MAX || !(here || at.startsWith(`${upstreamOrigin}/`))) throw new Error(`led astray, to ${at}`);
    const target = at.slice((here ? peer.issuer : upstreamOrigin).length);
    const answer = await (here ? broker.send(target, jar.at(target)) : upstream.send(target, ""));
    const location = /\r\nlocation: *([^\r]*)/i.exec(answer.head)?.[1];
    if (!location) throw new Error(`${at} answers ${answer.status}: ${answer.body.slice(0, 300)}`);
    if (here) jar.take(answer.head);
    at = location.startsWith("/") ? `${here ? peer.issuer : upstreamOrigin}${location}` : location;
  }
  const answer = new URL(at).searchParams;
  if (answer.get("state") !== state) throw new Error(`not the login that was begun: ${at}`);
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code: answer.get("code") ?? "",
    redirect_uri: APPLICATION.callback,
    code_verifier: verifier,
    client_id: APPLICATION.id,
    client_secret: APPLICATION.secret,
  });
  const { status, body } = await broker.send(peer.token, "", form.toString());
  const token = status === 200 && JSON.parse(body)[peer.answer];
  if (!token) throw new Error(`the code was not redeemed: ${status} ${body.slice(0, 300)}`);
  // Peers without a nonce have no ID token either.
  if (peer.answer === "id_token" && claims(token).nonce !== nonce) throw new Error("a token of another login");
  return token;
}

const claims = (/** @type {string} */ token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());

/** Verifies tokens as the application would, and that each tells of somebody else. */
async function verify(/** @type {Peer} */ peer, /** @type {string[]} */ tokens) {
  const connection = new Connection(peer.port, new URL(peer.issuer).host);
  const keys = createLocalJWKSet(JSON.parse((await connection.send(peer.keys, "")).body));
  connection.close();
  const people = new Set();
  for (const token of tokens) {
    const expected = { issuer: peer.issuer, audience: APPLICATION.id, algorithms: [peer.alg] };
    const { payload } = await jwtVerify(token, keys, expected);
    people.add(payload.sub);
  }
  if (tokens.length === 0 || people.size !== tokens.length) throw new Error("two logins of one person, or none");
}

/**
 * Logins a second over so many connections, each beginning the next login when its last has ended.
 * @param {{ peer: Peer, upstream: string, connections: number, seconds: number }} options
 */
async function measure({ peer, upstream, connections, seconds }) {
  /** @type {string[]} */
  const sample = [];
  let logins = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const broker = new Connection(peer.port, new URL(peer.issuer).host);
      const eid = new Connection(Number(new URL(upstream).port), new URL(upstream).host);
      do {
        const token = await logIn(peer, broker, eid, upstream);
        if (logins++ % VERIFIED_OF === 0) sample.push(token);
      } while (performance.now() < until);
      broker.close();
      eid.close();
    }),
  );
  const speed = logins / ((performance.now() - began) / 1000);
  await verify(peer, sample);
  return { speed, logins };
}

process.on("message", async (/** @type {any} */ options) => {
  try {
    process.send?.({ result: await measure(options) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
