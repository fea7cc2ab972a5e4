// @auth/core, on which next-auth and its relatives for other frameworks stand.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { Auth } from "@auth/core";
import { NEMID } from "../support/relying_party.mjs";
import { register } from "../support/registration.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { Visitor, assertPerson, serveWebsite } from "../support/website.mjs";

const CLIENT = { clientId: "urn:acme:auth-core", secret: "acme-auth-core-secret" };

let server, website;
before(async () => {
  server = await startSeededServer();
  website = await serveWebsite(answer);
  await register(server, { ...CLIENT, callbacks: [`${website.origin}/auth/callback/edge-eid`] });
});
after(async () => {
  await website?.close();
  await server?.stop();
});

const config = () => ({
  basePath: "/auth",
  trustHost: true,
  secret: "test only",
  logger: { error: (error) => console.error(error), warn() {}, debug() {} },
  providers: [
    {
      id: "edge-eid",
      name: "edge-eid",
      type: "oidc",
      issuer: server.origin,
      clientId: CLIENT.clientId,
      clientSecret: CLIENT.secret,
      authorization: { params: { scope: "openid", acr_values: NEMID } },
      checks: ["pkce", "state", "nonce"],
    },
  ],
  callbacks: {
    // The claims of the ID token go into the website's own cookie, and from there to its pages.
    jwt: ({ token, profile }) => (profile ? { ...token, claims: profile } : token),
    session: ({ session, token }) => ({ ...session, claims: token.claims }),
  },
});

/** What a framework's adapter does: Node's requests as those of the Web, and the answers back. */
async function answer(incoming, outgoing) {
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers: Object.entries(incoming.headers),
    ...(incoming.method === "POST" ? { body: Readable.toWeb(incoming), duplex: "half" } : {}),
  });
  const response = await Auth(request, config());
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  outgoing.writeHead(response.status).end(await response.text());
}

class AuthVisitor extends Visitor {
  async account() {
    return JSON.parse((await this.open(`${this.origin}/auth/session`)).body);
  }
  async post(path) {
    const { csrfToken } = JSON.parse((await this.open(`${this.origin}/auth/csrf`)).body);
    return this.open(`${this.origin}${path}`, { csrfToken, callbackUrl: `${this.origin}/auth/session` });
  }
}

for (const eid of ["nemid", "mitid"]) {
  test(`@auth/core logs somebody in by the ${eid} tab, and out of the website`, async () => {
    const visitor = new AuthVisitor(website);
    assert.equal(await visitor.account(), null);
    await visitor.logInBy(eid, await visitor.post("/auth/signin/edge-eid"));
    assertPerson((await visitor.account()).claims, eid);
    await visitor.post("/auth/signout");
    assert.equal(await visitor.account(), null);
  });
}
