// Runs inside workerd, around a built Worker: KV that fails while a test says so. A Worker and its
// objects share one isolate there, so one variable is enough.
import * as built from "./index.js";

let fails = false;

function failingKv(kv) {
  const wrapped = {};
  for (const name of ["get", "getWithMetadata", "put", "list", "delete"]) {
    wrapped[name] = (...input) => (fails ? Promise.reject(new Error("KV fails on demand")) : kv[name](...input));
  }
  return wrapped;
}

const withFailingKv = (env) => ({ ...env, KV: failingKv(env.KV) });

export default class extends built.default {
  constructor(context, env) {
    super(context, withFailingKv(env));
  }

  fetch(request) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/test-only/kv/")) return super.fetch(request);
    fails = pathname.endsWith("/fails");
    return new Response();
  }
}

/** A class of objects, each with the same KV. The exports of the Worker's own are added below. */
const object = (name) =>
  class extends built[name] {
    constructor(context, env) {
      super(context, withFailingKv(env));
    }
  };
