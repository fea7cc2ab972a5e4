// Python's Authlib and idpyoidc, each in a website on Flask.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { NEMID } from "../support/relying_party.mjs";
import { register, rememberUsers } from "../support/registration.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { Visitor, assertPerson, startWebsite } from "../support/website.mjs";
import { root } from "../../../scripts/workers.mjs";

let server;
before(async () => {
  server = await startSeededServer();
  await rememberUsers(server);
});
after(() => server?.stop());

/** Starts one of the programs beside this file, as an application of its own. */
function start(program) {
  const client = { clientId: `urn:acme:${program}`, secret: `acme-${program}-secret` };
  return startWebsite(async (port, origin) => {
    await register(server, {
      ...client,
      callbacks: [`${origin}/callback`],
      settings: { post_logout_redirect_uris: [`${origin}/logged-out`] },
    });
    return {
      command: "python3",
      args: [fileURLToPath(new URL(`python/${program}_website.py`, import.meta.url))],
      env: {
        PYTHONPATH: path.join(root, ".tools/python"),
        ISSUER: server.origin,
        CLIENT_ID: client.clientId,
        CLIENT_SECRET: client.secret,
        ACR_VALUES: NEMID,
        ORIGIN: origin,
        PORT: String(port),
        // Authlib's word for an issuer without https.
        AUTHLIB_INSECURE_TRANSPORT: "1",
      },
    };
  });
}

for (const program of ["authlib", "idpyoidc"]) {
  describe(program, () => {
    let website;
    before(async () => {
      website = await start(program);
    });
    after(() => website?.close());

    for (const eid of ["nemid", "mitid"]) {
      test(`${program} logs somebody in by the ${eid} tab`, async () => {
        const visitor = new Visitor(website);
        assert.equal(await visitor.account(), null);
        await visitor.logInBy(eid);
        const { claims, userinfo } = await visitor.account();
        assertPerson(claims, eid);
        assertPerson(userinfo, eid);
      });
    }

    test(`${program} logs somebody out, who is asked again afterwards`, async () => {
      const visitor = new Visitor(website);
      await visitor.logInBy("nemid");
      assert.equal(await visitor.isLoggedInWithoutBeingAsked(), true);
      await visitor.logOut();
      assert.equal(await visitor.isLoggedInWithoutBeingAsked(), false);
    });
  });
}
