// @ts-check
// A disaster: how long after the call the first token is signed by the standby.
import { decodeProtectedHeader } from "jose";
import { costOfLogin } from "../tests/e2e/support/cost.mjs";
import { MITID } from "../tests/e2e/support/relying_party.mjs";
import { admin } from "../tests/e2e/support/seeded_server.mjs";

/** The key that signs the ID token of a login by MitID on the MitID domain. */
async function signedBy(/** @type {string} */ origin) {
  const { idToken } = await costOfLogin(origin, MITID, "mitid");
  return decodeProtectedHeader(idToken).kid;
}

/** Seconds from the call to the first token of the standby. */
export async function measureEmergency(/** @type {import("../tests/e2e/support/seeded_server.mjs").SeededServer} */ server) {
  const bad = String(await signedBy(server.mitidOrigin));
  const from = performance.now();
  const path = ["tenants", "acme", "environments", "TEST", "keys", bad, "compromise"];
  // The demo's keys are younger than their guard time.
  const { status, body } = await admin(server.port, "POST", path, { reason: "measured", force: true });
  if (status !== 200) throw new Error(`${status}: ${body}`);
  while ((await signedBy(server.mitidOrigin)) === bad);
  return (performance.now() - from) / 1000;
}
