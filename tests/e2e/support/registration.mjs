// @ts-check
// Applications that a test registers for itself, through the admin API, as a tenant would.
import assert from "node:assert/strict";
import { admin, configure } from "./seeded_server.mjs";

/**
 * Registers an application on both domains of the demo tenant, so that its users can cross over,
 * and waits until the login path knows it.
 * @param {{ port: number }} server
 * @param {object} application
 * @param {string} application.clientId
 * @param {string} [application.secret] none for a public application
 * @param {string[]} application.callbacks
 * @param {object} [application.settings] more of the admin API's
 * @param {string[]} [domains] the hosts of the pair
 */
export async function register(
  { port },
  { clientId, secret, callbacks, settings = {} },
  domains = [`localhost:${port}`, `127.0.0.1:${port}`],
) {
  for (const domain of domains) {
    const path = ["tenants", "acme", "domains", domain, "applications", clientId];
    await change(port, "PUT", path, {
      name: clientId,
      redirect_uris: callbacks,
      token_endpoint_auth_methods: secret ? ["client_secret_basic", "client_secret_post"] : ["none"],
      ...settings,
    });
    if (secret) await change(port, "POST", [...path, "secrets"], { secret });
  }
}

/** One change, which is on the login path when this returns. */
export async function change(
  /** @type {number} */ port,
  /** @type {string} */ method,
  /** @type {string[]} */ path,
  /** @type {object} */ body,
) {
  const { status, json } = await admin(port, method, path, body);
  assert.ok(status === 200 || status === 201, `${method} ${path.join("/")}: ${status} ${JSON.stringify(json)}`);
  for (let published = json.published; !published; ) {
    published = (await admin(port, "GET", ["tenants", path[1], "publication"])).json.published;
  }
}

/** Lets a domain remember its users between logins. */
export function rememberUsers(/** @type {{ port: number }} */ { port }, domain = `localhost:${port}`) {
  return configure(port, ["tenants", "acme", "domains", domain], { sso: true });
}
