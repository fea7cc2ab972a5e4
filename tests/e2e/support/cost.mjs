// @ts-check
// What one login costs: the sum of what each of its requests says it used.
import { createHash, randomBytes } from "node:crypto";
import { post, used } from "./http.mjs";
import { CALLBACK, WEB } from "./relying_party.mjs";
import { Walker } from "./walker.mjs";

/**
 * Logs in and redeems the code; userinfo is an extra and left out, and so is discovery, which an
 * application does once.
 * @param {string} origin the issuer
 * @param {string} acr
 * @param {"nemid" | "mitid"} eid the tab, where there are tabs
 */
export async function costOfLogin(origin, acr, eid) {
  const verifier = randomBytes(32).toString("base64url");
  const request = new URLSearchParams({
    response_type: "code",
    client_id: WEB.clientId,
    redirect_uri: CALLBACK,
    scope: "openid",
    acr_values: acr,
    state: randomBytes(16).toString("base64url"),
    nonce: randomBytes(16).toString("base64url"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const walker = new Walker();
  const answer = await walker.logIn(`${origin}/oauth2/authorize?${request}`, eid);
  const { port, host } = new URL(origin);
  const token = await post(
    Number(port),
    { path: "/oauth2/token", host },
    {
      grant_type: "authorization_code",
      code: answer.searchParams.get("code") ?? "",
      redirect_uri: CALLBACK,
      code_verifier: verifier,
      client_id: WEB.clientId,
      client_secret: WEB.secret,
    },
  );
  if (token.status !== 200) throw new Error(`the code was refused: ${token.body}`);
  const steps = [...walker.visited, { ...token, url: new URL("/oauth2/token", origin) }]
    // The simulators stand in for somebody else's server.
    .filter(({ url }) => !url.pathname.startsWith("/simulator/"))
    .map(({ url, headers }) => ({ step: url.host + url.pathname.replace(/\/login\/[^/]+/, "/login/…"), ...used(headers) }));
  const total = { kv: 0, objects: 0, rows: 0 };
  for (const { kv, objects, rows } of steps) {
    total.kv += kv;
    total.objects += objects;
    total.rows += rows;
  }
  return { steps, total, idToken: JSON.parse(token.body).id_token };
}
