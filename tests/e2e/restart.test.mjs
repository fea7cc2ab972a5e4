// What is kept survives the server: its end in good order, and its end by SIGKILL.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { answerSimulator, backAtApplication, chooseTab, logIn, startBrowser } from "./support/browser.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { WEB, application, startCallback } from "./support/relying_party.mjs";
import { admin, startSeededServer } from "./support/seeded_server.mjs";
import { freePort, startServer } from "./support/server.mjs";

let callback, browser;
before(async () => {
  [callback, browser] = await Promise.all([startCallback(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await callback?.close();
});

async function keysOf(origin) {
  const { keys } = await (await fetch(`${origin}/.well-known/jwks`)).json();
  return keys.map(({ kid }) => kid);
}

for (const ending of ["stop", "kill"]) {
  test(`logins, codes, tokens, applications and keys survive a restart after ${ending}`, async () => {
    const stateDir = await mkdtemp(path.join(tmpdir(), "edge-eid-restart-"));
    const options = { stateDir, port: await freePort() };
    const first = await startSeededServer(options);
    /** @type {Awaited<ReturnType<typeof startServer>> | undefined} */
    let second;
    try {
      const app = await application(first.origin, WEB);
      const keys = await keysOf(first.origin);
      const applications = ["tenants", "acme", "domains", new URL(first.origin).host, "applications"];
      const before = await admin(first.port, "GET", applications);

      // One login that waits at each eID, one with its code, one with its tokens.
      const waiting = [];
      for (const eid of ["nemid", "mitid"]) {
        const kept = await app.begin();
        const page = await browser.open();
        await page.goto(kept.url.href);
        await chooseTab(page, eid);
        await page.waitForURL(/\/simulator\//);
        waiting.push({ kept, page, eid });
      }
      const withCode = await app.begin();
      const code = await logIn(await browser.open(), withCode.url, "mitid");
      const withTokens = await app.begin();
      const redeemed = await logIn(await browser.open(), withTokens.url, "nemid");
      const { tokens, claims } = await app.finish(redeemed, withTokens);

      await first[ending]();
      second = await startServer(options);

      assert.deepEqual(await keysOf(first.origin), keys);
      const now = await admin(first.port, "GET", applications);
      assert.deepEqual(now.json, before.json);
      for (const { kept, page, eid } of waiting) {
        await answerSimulator(page, "ditlev");
        const result = await app.finish(await backAtApplication(page), kept);
        assert.equal(result.claims.identityscheme, `dk${eid}`);
        await page.context().close();
      }
      assert.equal((await app.finish(code, withCode)).claims.identityscheme, "dkmitid");
      const userinfo = await fetch(app.metadata.userinfo_endpoint, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
      assert.equal((await userinfo.json()).sub, claims.sub);
      // Used before the restart, used still.
      await assert.rejects(app.finish(redeemed, withTokens), { error: "invalid_grant" });
      for (const server of [first, second]) await assertLogIsClean(server, [...app.secrets, ...browser.secrets]);
    } finally {
      await first.kill();
      await second?.stop();
      await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}
