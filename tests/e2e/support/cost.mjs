// @ts-check
// What one login costs: the sum of what each of its requests says it used.
import { post, used } from "./http.mjs";
import { CALLBACK, WEB, application } from "./relying_party.mjs";
import { Walker } from "./walker.mjs";

/**
 * Logs in and redeems the code; userinfo is an extra and left out.
 * @param {string} origin the issuer
 * @param {string} acr
 * @param {"nemid" | "mitid"} eid the tab, where there are tabs
 */
export async function costOfLogin(origin, acr, eid) {
  const app = await application(origin, WEB);
  const kept = await app.begin({ acr_values: acr });
  const walker = new Walker();
  const answer = await walker.logIn(kept.url, eid);
  const { port, host } = new URL(origin);
  const token = await post(
    Number(port),
    { path: "/oauth2/token", host },
    {
      grant_type: "authorization_code",
      code: answer.searchParams.get("code") ?? "",
      redirect_uri: CALLBACK,
      code_verifier: kept.verifier,
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
  return { steps, total };
}
