// @ts-check
// A disaster: how long after the call the first token is signed by the standby.
import { createHash, randomBytes } from "node:crypto";
import { decodeProtectedHeader } from "jose";
import { admin } from "../tests/e2e/support/seeded_server.mjs";
import { CALLBACK, MITID, WEB } from "../tests/e2e/support/relying_party.mjs";
import { post } from "../tests/e2e/support/http.mjs";
import { Walker } from "../tests/e2e/support/walker.mjs";

/** A login by MitID on the MitID domain; the key that signed its ID token. */
async function signedBy(/** @type {string} */ origin) {
  const verifier = randomBytes(32).toString("base64url");
  const request = new URLSearchParams({
    response_type: "code",
    client_id: WEB.clientId,
    redirect_uri: CALLBACK,
    scope: "openid",
    acr_values: MITID,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const answer = await new Walker().logIn(`${origin}/oauth2/authorize?${request}`, "mitid");
  const { host, port } = new URL(origin);
  const form = {
    grant_type: "authorization_code",
    code: answer.searchParams.get("code") ?? "",
    redirect_uri: CALLBACK,
    code_verifier: verifier,
    client_id: WEB.clientId,
    client_secret: WEB.secret,
  };
  const { status, body } = await post(Number(port), { path: "/oauth2/token", host }, form);
  if (status !== 200) throw new Error(`the code was refused: ${body}`);
  return decodeProtectedHeader(JSON.parse(body).id_token).kid;
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
