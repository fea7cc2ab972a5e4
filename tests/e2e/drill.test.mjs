// The disaster drill in short, on the real runtime (`npm run drill` does all of it): the master key is
// rotated, and a deployment is lost and brought back from its backup.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { exportTenant, importTenant } from "../../scripts/backup.mjs";
import { assertSamePeople, deploy, keySet, logInByBothTabs, newKey, rotateMasterKey, takeItems, verify } from "./support/drill.mjs";
import { send } from "./support/http.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { admin } from "./support/seeded_server.mjs";
import { ADMIN_TOKEN } from "./support/server.mjs";
import { Walker } from "./support/walker.mjs";

const deployments = [];
const folder = await mkdtemp(path.join(tmpdir(), "edge-eid-backup-"));
after(async () => {
  for (const deployment of deployments) await deployment.lose();
  await rm(folder, { recursive: true, force: true });
});

async function newDeployment(port) {
  const deployment = await deploy(port);
  deployments.push(deployment);
  return deployment;
}

test("the master key is rotated while people log in, and their subs stay", async () => {
  const [from, to] = [newKey(), newKey()];
  const deployment = await newDeployment();
  await deployment.start(from);
  await deployment.seed();
  const before = await logInByBothTabs(deployment);
  const items = await takeItems(deployment);
  await rotateMasterKey(deployment, from, to);
  assertSamePeople(await logInByBothTabs(deployment), before);
  await assert.rejects(items.assertVoid(), /of before counts no more/, "a rotation ends nothing");
  await assertLogIsClean(deployment, [...Walker.secrets, from, to]);
  // The old key opens nothing any more.
  await deployment.start(from);
  const login = await fetch(`${deployment.origin}/oauth2/authorize?client_id=urn:acme:web`);
  assert.equal(login.status, 500);
  await deployment.lose();
});

test("a lost deployment comes back from its backup: people and keys are the same, nothing used counts again", async () => {
  const recoveryKey = newKey();
  const lost = await newDeployment();
  await lost.start(newKey());
  await lost.seed();
  const before = await logInByBothTabs(lost);
  const keys = await keySet(lost);
  const parts = await exportTenant(lost.api, "acme", recoveryKey);
  const items = await takeItems(lost);
  await lost.lose();
  const found = await newDeployment(lost.port);
  await found.start(newKey());
  await importTenant(found.api, "acme", parts, recoveryKey);
  await items.assertVoid();
  const now = await logInByBothTabs(found);
  assertSamePeople(now, before);
  await verify(before.mitid.idToken, await keySet(found), found);
  await verify(now.mitid.idToken, keys, found);
  await assertLogIsClean(found, [...Walker.secrets, recoveryKey]);
  await found.lose();
});

/** Runs the operator's program. */
function backup(words, env) {
  const program = fileURLToPath(new URL("../../scripts/backup.mjs", import.meta.url));
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ADMIN_TOKEN, ...env } };
    execFile(process.execPath, [program, ...words], options, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, said: stdout + stderr });
    });
  });
}

test("a large tenant goes through a file in parts, and a crash between two of them loses nothing", async () => {
  const [master, recoveryKey] = [newKey(), newKey()];
  const lost = await newDeployment();
  await lost.start(newKey());
  const host = `large.localhost:${lost.port}`;
  const applications = ["tenants", "large", "domains", host, "applications"];
  await admin(lost.port, "PUT", ["tenants", "large"], { name: "Large" });
  await admin(lost.port, "PUT", applications.slice(0, 4), { environment: "TEST", kind: "ordinary", display_name: "Large" });
  for (let number = 0; number < 60; number++) {
    const redirect_uris = Array.from({ length: 10 }, (_, i) => `http://localhost:3000/${i}/${"x".repeat(900)}`);
    const made = await admin(lost.port, "PUT", [...applications, `urn:large:${number}`], { name: "Web", redirect_uris });
    assert.equal(made.status, 201, made.body);
  }
  const at = ["--at", lost.api.at];
  const file = path.join(folder, "large.backup");
  const env = { RECOVERY_KEY: recoveryKey };
  const exported = await backup(["export", "large", file, ...at], env);
  assert.equal(exported.code, 0, exported.said);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const parts = (await readFile(file, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.ok(parts.length >= 3, `${parts.length} parts`);
  assert.equal((await backup(["export", "large", file, ...at], env)).code, 1, "no file is overwritten");
  const before = (await admin(lost.port, "GET", applications)).json;
  await lost.lose();

  const found = await newDeployment(lost.port);
  await found.start(master);
  const recovery = { "recovery-key": recoveryKey };
  for (const part of parts.slice(0, 2)) {
    const taken = await admin(found.port, "PUT", ["tenants", "large", "import"], part, recovery);
    assert.equal(taken.json.restored_at, null, taken.body);
  }
  await found.crash(master);
  const discovery = () => send(found.port, { host, path: "/.well-known/openid-configuration" });
  assert.equal((await discovery()).status, 404, "parts are missing");
  // From the beginning: what has been taken in already is passed over.
  const imported = await backup(["import", "large", file, ...at], env);
  assert.equal(imported.code, 0, imported.said);
  assert.equal((await discovery()).status, 200);
  assert.deepEqual((await admin(found.port, "GET", applications)).json, before);
  const wrapped = await backup(["rewrap", ...at], {});
  assert.equal(wrapped.code, 0, wrapped.said);
  assert.match(wrapped.said, /Done: 0 environments\. Nothing else is to be done: there is no previous master key/);
  await found.lose();
});

test("the operator's program says what is wrong", async () => {
  const file = path.join(folder, "small.backup");
  const deployment = await newDeployment();
  await deployment.start(newKey());
  await admin(deployment.port, "PUT", ["tenants", "small"], { name: "Small" });
  const at = ["--at", deployment.api.at];
  const env = { RECOVERY_KEY: newKey() };
  assert.equal((await backup(["export", "small", file, ...at], env)).code, 0);
  for (const [words, more, code, said] of [
    [["export", "small"], env, 2, /usage/],
    [["destroy", "small", file, ...at], env, 2, /usage/],
    [["import", "small", file, ...at], {}, 2, /RECOVERY_KEY/],
    [["rewrap", ...at], { ADMIN_TOKEN: "" }, 2, /ADMIN_TOKEN/],
    [["rewrap", ...at], { ADMIN_TOKEN: "another-token" }, 1, /401/],
    [["export", "nobody", `${file}.2`, ...at], env, 1, /404/],
    [["import", "small", file, ...at], env, 1, /409 The tenant exists/],
    [["import", "small", file, ...at], { RECOVERY_KEY: newKey() }, 1, /another recovery key/],
  ]) {
    const ended = await backup(words, { RECOVERY_KEY: "", ...more });
    assert.equal(ended.code, code, `${words[0]}: ${ended.said}`);
    assert.match(ended.said, said);
  }
  await writeFile(file, (await readFile(file, "utf8")).replace("Small", "Large"));
  await deployment.lose();
  const empty = await newDeployment(deployment.port);
  await empty.start(newKey());
  assert.match((await backup(["import", "small", file, ...at], env)).said, /not as it was exported/);
  await empty.lose();
});
