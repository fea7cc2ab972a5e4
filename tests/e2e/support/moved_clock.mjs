// Runs inside workerd, around a built Worker: a clock that a test puts ahead. A Worker and its objects
// share one isolate there, so one variable is enough; timers keep the real time,
// and alarms do but for what is said below.
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

/**
 * A class of objects. Where the clock is put behind, alarms wait until it is not: by their own clock they
 * would come too early, and be set again, as fast as they can ring.
 */
const object = (name) =>
  class extends built[name] {
    async alarm(...input) {
      while (ahead < 0) await new Promise((resolve) => setTimeout(resolve, 20));
      return super.alarm(...input);
    }
  };
