// Runs inside workerd, around a built Worker: stores that fail while a test says so, and how. A
// Worker and its objects share one isolate there, so one variable each is enough.
//
//   KV     works   as it is
//          fails   every call is refused
//          hangs   no call ever ends
//          stale   reads what stood there when this mode began
//          older   reads what stood there when `stale` last began
//          half    reads the first half of a value
//          foreign reads the value of another key of its kind
//          forged  reads a value that somebody has changed who can write KV and knows its form
//   Host   works, fails, hangs: the broker's objects of that class
//   Login  works, fails, hangs, likewise
//          strays  answers at once, and not what was asked
import * as built from "./index.js";

/** `TEST_ONLY_STORES` says how a Worker begins: `kv=hangs host=fails`. */
const mode = { kv: "works", host: "works", login: "works" };
let begun = false;
/** Values by key, for `stale` and `older`. */
let kept = new Map();

const refuse = () => Promise.reject(new Error("it fails on demand"));
const hang = () => new Promise(() => {});

async function all(kv) {
  const values = new Map();
  const { keys } = await kv.list();
  for (const { name } of keys) values.set(name, await kv.get(name));
  return values;
}

/** The value of the next key whose name begins alike, whoever's it is. */
async function foreign(kv, key) {
  const kind = key.slice(0, key.indexOf(":") + 1);
  const others = [...(await all(kv))].filter(([name]) => name.startsWith(kind) && name !== key);
  const [, value] = others.find(([name]) => name > key) ?? others[0] ?? [];
  return value ?? null;
}

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** The value with other keys, callbacks and names, its length and hash put right. */
async function forged(kv, key) {
  const value = await kv.get(key);
  if (!value) return value;
  const [header, body] = value.split("\n");
  const changed = body.replaceAll(/"n":"..../g, '"n":"AAAA').replaceAll("/callback", "/collback").replaceAll("acme", "evil");
  const bytes = new TextEncoder().encode(changed);
  const sha256 = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  return `${JSON.stringify({ ...JSON.parse(header), length: bytes.length, sha256 })}\n${changed}`;
}

/** Ways to read, where a store answers but not as it should. */
const bent = {
  stale: async (kv, key) => kept.get(key) ?? null,
  older: async (kv, key) => kept.get(key) ?? null,
  half: async (kv, key) => {
    const value = await kv.get(key);
    return value && value.slice(0, value.length / 2);
  },
  foreign,
  forged,
};

function failingKv(kv) {
  const wrapped = {};
  for (const name of ["get", "getWithMetadata", "put", "list", "delete"]) {
    wrapped[name] = (...input) => {
      if (mode.kv === "fails") return refuse();
      if (mode.kv === "hangs") return hang();
      if (name === "get" && bent[mode.kv]) return bent[mode.kv](kv, ...input);
      return kv[name](...input);
    };
  }
  return wrapped;
}

/** An answer of a `Login` object to another question than that of an eID that has identified somebody. */
const STRAY = JSON.stringify("revoked");

/** The same namespace, whose objects answer as the mode of this store says. */
function failingObjects(namespace, store) {
  return new Proxy(namespace, {
    get(target, name) {
      const member = target[name];
      if (typeof member !== "function" || name === "constructor") return member;
      if (name !== "get" && name !== "getByName") return member.bind(target);
      return (...input) => {
        const stub = member.apply(target, input);
        return {
          fetch: (...request) => {
            if (mode[store] === "fails") return refuse();
            if (mode[store] === "hangs") return hang();
            if (mode[store] === "strays") return Promise.resolve(new Response(STRAY));
            return stub.fetch(...request);
          },
        };
      };
    },
  });
}

/** Sets the modes of a text as of `TEST_ONLY_STORES`. */
function set(text) {
  for (const [, store, how] of text.matchAll(/(kv|host|login)=(\w+)/g)) mode[store] = how;
}

function withFailingStores(env) {
  if (!begun) set(env.TEST_ONLY_STORES ?? "");
  begun = true;
  // Not every Worker has each of them.
  const has = [["HOST", "host"], ["LOGIN", "login"]].filter(([binding]) => env[binding]);
  const objects = Object.fromEntries(has.map(([binding, store]) => [binding, failingObjects(env[binding], store)]));
  return { ...env, KV: failingKv(env.KV), ...objects };
}

export default class extends built.default {
  constructor(context, env) {
    super(context, withFailingStores(env));
    this.real = env;
  }

  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    if (pathname !== "/test-only/stores") return super.fetch(request);
    set(decodeURIComponent(search));
    if (mode.kv === "stale") kept = await all(this.real.KV);
    return new Response();
  }
}

/** A class of objects, each with the same stores. The exports of the Worker's own are added below. */
const object = (name) =>
  class extends built[name] {
    constructor(context, env) {
      super(context, withFailingStores(env));
    }
  };
