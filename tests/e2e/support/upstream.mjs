// @ts-check
// A certified broker, as far as its clients see it: an independent OpenID provider (npm `oidc-provider`)
// that answers at once, with the claims that a test gives it. Nobody sees a page of it.
import { once } from "node:events";
import { generateKeyPair } from "node:crypto";
import { createServer } from "node:http";
import { promisify } from "node:util";
import Provider from "oidc-provider";

/** What the requests of our dialects carry beside OpenID Connect's own parameters. */
const EXTRA = ["idp_values", "idp_params", "language"];

/** @typedef {{ sub: string, idToken: Record<string, unknown>, userinfo: Record<string, unknown> }} Person */

/** A signing key, private half included. */
async function signingKey(/** @type {string} */ kid) {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
}

/**
 * Starts a provider.
 * @param {object} options
 * @param {number} options.port
 * @param {any} options.client metadata of the one client
 * @param {Record<string, string[]>} options.scopes the claims that each scope brings in userinfo
 * @param {string} [options.path] below which it serves, as some brokers do
 * @param {string} [options.origin] its public origin, where something stands before it that says so
 */
export async function startUpstream({ port, client, scopes, path = "", origin }) {
  const issuer = `${origin ?? `http://127.0.0.1:${port}`}${path}`;
  const names = Object.values(scopes).flat();
  const state = {
    /** Who answers; or the error that is answered instead. @type {Person | { error: string, error_description: string }} */
    answer: { error: "access_denied", error_description: "nobody was chosen" },
    /** The parameters of every login that was started. @type {Record<string, any>[]} */
    asked: [],
    /** Path of every request. @type {string[]} */
    requests: [],
    /** Authentication of every token request. @type {string[]} */
    authenticated: [],
    /** What happened at the token endpoint. @type {string[]} */
    errors: [],
  };
  /** @type {Map<string, Person>} */
  const people = new Map();
  const provider = new Provider(issuer, {
    clients: [{ response_types: ["code"], grant_types: ["authorization_code"], require_auth_time: true, ...client }],
    scopes: Object.keys(scopes),
    // Everything may stand in an ID token; `findAccount` decides what does.
    claims: { ...scopes, openid: ["sub", "loa", "ial", "aal", "idp", "identity_type", "transaction_id", "neb_sid", ...names] },
    conformIdTokenClaims: false,
    extraParams: EXTRA,
    jwks: { keys: [/** @type {any} */ (await signingKey("first"))] },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    clockTolerance: 5,
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource } },
    interactions: { url: (_, { uid }) => `${path}/interaction/${uid}` },
    async findAccount(_, id) {
      const person = people.get(id);
      if (!person) return undefined;
      return {
        accountId: id,
        async claims(use, scope) {
          if (use === "id_token") return { sub: id, ...person.idToken };
          const granted = new Set(scope.split(" ").flatMap((name) => scopes[name] ?? []));
          const told = Object.entries(person.userinfo).filter(([name]) => granted.has(name));
          return { sub: id, ...Object.fromEntries(told) };
        },
      };
    },
    // Consent is the user's affair with the broker, and given.
    async loadExistingGrant(ctx) {
      const grant = new provider.Grant({
        clientId: ctx.oidc.client?.clientId,
        accountId: ctx.oidc.session?.accountId,
      });
      grant.addOIDCScope(Object.keys(scopes).join(" "));
      await grant.save();
      return grant;
    },
    renderError(ctx, out) {
      ctx.type = "txt";
      ctx.body = `upstream error: ${out.error} ${out.error_description ?? ""}`;
    },
  });
  provider.proxy = Boolean(origin);
  provider.on("grant.error", (_, error) => state.errors.push(`${error.message}: ${error.error_description ?? ""} ${/** @type {any} */ (error).error_detail ?? ""}`));
  const serve = provider.callback();

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", issuer);
    state.requests.push(url.pathname);
    if (url.pathname === `${path}/token`) state.authenticated.push(request.headers.authorization?.split(" ")[0] ?? "none");
    if (!url.pathname.startsWith(`${path}/interaction/`)) {
      // As frameworks tell what they mount below a path.
      const mounted = /** @type {any} */ (request);
      mounted.originalUrl = request.url;
      request.url = (request.url ?? "/").slice(path.length) || "/";
      return serve(request, response);
    }
    const { params } = await provider.interactionDetails(request, response);
    state.asked.push({ ...params });
    const { answer } = state;
    if ("error" in answer) return provider.interactionFinished(request, response, answer);
    people.set(answer.sub, answer);
    const login = { accountId: answer.sub, remember: false };
    return provider.interactionFinished(request, response, { login });
  }).listen(port, "127.0.0.1");
  await once(server, "listening");

  return {
    issuer,
    ...state,
    state,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** The page that asks whether to log out: a form that submits itself would need a script, so it is a button. */
function logoutSource(/** @type {any} */ ctx, /** @type {string} */ form) {
  ctx.body = `<!doctype html><html lang=en><title>Upstream</title>${form}<button id="logout" form="op.logoutForm" name="logout" value="yes">Log out</button>`;
}

function postLogoutSuccessSource(/** @type {any} */ ctx) {
  ctx.body = "<!doctype html><html lang=en><title>Upstream</title><p id=gone>Logged out of the upstream";
}
