// Runs inside workerd, around a built Worker: a clock that a test puts ahead. A Worker and its objects
// share one isolate there, so one variable is enough; timers and alarms keep the real time.
import * as built from "./index.js";

const real = Date.now;
/** How far ahead it is, milliseconds. */
let ahead = 0;
Date.now = () => real() + ahead;

export default class extends built.default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/test-only/clock") return super.fetch(request);
    ahead = Number(searchParams.get("ahead")) * 1_000;
    return new Response();
  }
}

/** A class of objects: as it is. The exports of the Worker's own are added below. */
const object = (name) => built[name];
