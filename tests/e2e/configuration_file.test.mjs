// A tenant's configuration as a file: exported, applied elsewhere, changed, refused.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { derivedSchema, parseConfiguration, plan } from "../../scripts/configuration.mjs";
import { applyPlan } from "../../scripts/configuration/apply.mjs";
import { root } from "../../scripts/workers.mjs";
import { send } from "./support/http.mjs";
import { admin, seedDemo, startSeededServer } from "./support/seeded_server.mjs";
import { ADMIN_TOKEN, freePort, startServer } from "./support/server.mjs";

const program = fileURLToPath(new URL("../../scripts/configuration.mjs", import.meta.url));
const SCHEMA_FILE = path.join(root, "static/api/configuration.schema.json");

let server, folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "edge-eid-configuration-"));
  server = await startSeededServer({ port: await freePort(), vars: { SNAPSHOT_SECONDS: "0" } });
  await configureMore();
});
after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const ordinary = () => `localhost:${server.port}`;
const mitid = () => `127.0.0.1:${server.port}`;
const acme = (...segments) => ["tenants", "acme", ...segments];
const web = () => acme("domains", ordinary(), "applications", "urn:acme:web");

/** What the demo does not have: both environments, a style that is published, and a draft. */
async function configureMore() {
  const production = { environment: "PRODUCTION", kind: "ordinary", display_name: "Acme" };
  await wanted("PUT", acme("domains", "login.acme.example"), production);
  await wanted("PUT", acme("environments", "PRODUCTION"), { cpr_optional: false }, { "if-match": "*" });
  const upstream = { preset: "neb", client_id: "acme", client_auth: "private_key_jwt" };
  await wanted("PUT", acme("domains", "login.acme.example", "upstreams", "nemid"), upstream);
  const style = acme("domains", ordinary(), "style");
  await wanted("PUT", style, { stylesheet: "#headline { color: #123456 }", colours: { button: "#00503c" } });
  await wanted("POST", [...style, "publish"], {});
  await wanted("PUT", style, { stylesheet: "#headline { color: #654321 }" }, { "if-match": "*" });
}

async function wanted(method, segments, body, headers) {
  const answer = await admin(server.port, method, segments, body, headers);
  assert.ok([200, 201].includes(answer.status), answer.body);
  return answer.json;
}

/** Runs the program as `npm run export` and `npm run apply` do. */
function run(args, env = {}) {
  const at = ["--at", `http://manage.localhost:${server.port}`];
  const options = { env: { ...process.env, ADMIN_TOKEN, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args, ...at], options, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr, said: stdout + stderr });
    });
  });
}

async function exported() {
  const { code, stdout, stderr } = await run(["export", "acme"]);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** Applies what `change` makes of the configuration as it is. */
async function apply(change, options = [], env) {
  const configuration = JSON.parse(await exported());
  const file = path.join(folder, "changed.json");
  await writeFile(file, JSON.stringify(change(configuration) ?? configuration));
  return run(["apply", file, ...options], env);
}

const changes = async () => (await admin(server.port, "GET", acme("audit"))).json.items[0].sequence;

/** The secrets of the demo's upstreams, which no file holds. */
const secrets = () => ({
  [`CLIENT_SECRET_NEMID_LOCALHOST_${server.port}`]: "simulator-secret",
  [`CLIENT_SECRET_MITID_127_0_0_1_${server.port}`]: "simulator-secret",
});

test("the schema of the file is what the description of the API says", async () => {
  const published = JSON.parse(await readFile(SCHEMA_FILE, "utf8"));
  const hint = "write it anew: node scripts/configuration.mjs schema > static/api/configuration.schema.json";
  assert.deepEqual(published, await derivedSchema(), hint);
  const answer = await send(server.port, { host: `manage.localhost:${server.port}`, path: "/api/configuration.schema.json" });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["access-control-allow-origin"], "*");
});

test("an export is as its schema says, always the same, and holds no secret", async () => {
  const text = await exported();
  assert.equal(await exported(), text);
  const file = JSON.parse(text);
  assert.equal(file.$schema, `http://manage.localhost:${server.port}/api/configuration.schema.json`);
  parseConfiguration(text, JSON.parse(await readFile(SCHEMA_FILE, "utf8")));
  assert.equal(file.environments.PRODUCTION.cpr_optional, false);
  const { style, applications } = file.environments.TEST.domains[ordinary()];
  assert.deepEqual(style, { colours: { button: "#00503c" }, stylesheet: "#headline { color: #123456 }" });
  assert.deepEqual(Object.keys(applications), Object.keys(applications).sort());
  for (const secret of ["acme-web-secret", "simulator-secret", "client_key", "created_at", "recording_until"]) {
    assert.ok(!text.includes(secret), secret);
  }
});

test("applying a file leaves a mark with its fingerprint, once for what is live, and --plan leaves none", async () => {
  const mark = () => admin(server.port, "GET", acme("applied-file"));
  assert.equal((await apply(() => {}, ["--plan"])).code, 0);
  assert.equal((await mark()).status, 404);
  assert.equal((await apply(() => {}, ["--yes"])).code, 0);
  const first = await mark();
  assert.match(first.json.fingerprint, /^[0-9a-f]{64}$/);
  assert.equal(first.json.applied_by, "operator");
  assert.equal((await apply((file) => void (file.key_rotation_days = 91), ["--yes"])).code, 0);
  assert.notEqual((await mark()).json.fingerprint, first.json.fingerprint);
  assert.equal((await apply((file) => void (file.key_rotation_days = 90), ["--yes"])).code, 0);
  assert.equal((await mark()).json.fingerprint, first.json.fingerprint);
});

test("what is as the file says is left alone, however often it is applied", async () => {
  const before = await changes();
  for (const option of ["--plan", "--yes"]) {
    const { code, said } = await apply(() => {}, [option]);
    assert.deepEqual([code, said], [0, "Live is as the file says.\n"]);
  }
  assert.equal(await changes(), before);
});

test("a plan says each setting that differs, ends with 2 and changes nothing", async () => {
  const before = await changes();
  const { code, stdout } = await apply((file) => {
    const domain = file.environments.TEST.domains[ordinary()];
    domain.applications["urn:acme:web"].name = "Shop \u202e";
    domain.applications["urn:acme:new"] = { name: "New", redirect_uris: ["https://new.example/callback"] };
    delete domain.applications["urn:acme:spa"];
  }, ["--plan"]);
  assert.equal(code, 2);
  const on = `on localhost:${server.port} (TEST)`;
  assert.match(stdout, /~ application urn:acme:web/);
  assert.ok(stdout.includes('    name: "Acme web" → "Shop \\u{202e}"'), stdout);
  assert.ok(stdout.includes(`+ application urn:acme:new ${on}\n    name: "New"\n`), stdout);
  assert.ok(stdout.includes(`- application urn:acme:spa ${on}`), stdout);
  assert.ok(stdout.includes("1 to add, 1 to change, 1 to remove (left as it is without --remove)"), stdout);
  assert.equal(await changes(), before);
});

test("a plan is told to programs as well", async () => {
  const alike = await apply(() => {}, ["--plan", "--json"]);
  assert.deepEqual([alike.code, JSON.parse(alike.stdout)], [0, { tenant: "acme", is_alike: true, steps: [] }]);
  const { code, stdout } = await apply((file) => void (file.name = "Acme 2"), ["--plan", "--json"]);
  const change = { field: "name", from: "Acme", to: "Acme 2" };
  const step = { action: "change", kind: "Tenant", at: "", path: "/tenants/acme", changes: [change] };
  assert.deepEqual([code, JSON.parse(stdout)], [2, { tenant: "acme", is_alike: false, steps: [step] }]);
});

test("without a yes nothing is done", async () => {
  const before = await changes();
  const { code, stderr } = await apply((file) => void (file.name = "Acme 2"));
  assert.equal(code, 1);
  assert.match(stderr, /nobody said yes/);
  assert.equal(await changes(), before);
});

test("settings are changed, others stay, and a draft that goes is told of", async () => {
  const recording = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, ".000");
  const settings = (await admin(server.port, "GET", web())).json;
  await wanted("PUT", web(), { ...settings, recording_until: recording }, { "if-match": "*" });
  const { code, said } = await apply((file) => {
    file.environments.TEST.add_cpr_for_personal_logins = true;
    const domain = file.environments.TEST.domains[ordinary()];
    domain.sso = true;
    // What is left out stays as it is.
    domain.applications["urn:acme:web"] = { name: "Shop", redirect_uris: domain.applications["urn:acme:web"].redirect_uris };
    domain.style = { colours: { button: "#123456" } };
  }, ["--yes"]);
  assert.equal(code, 0, said);
  assert.match(said, /its draft, which is not published, is replaced/);
  const now = (await admin(server.port, "GET", web())).json;
  assert.deepEqual(now, { ...settings, name: "Shop", recording_until: recording });
  assert.equal((await admin(server.port, "GET", acme("domains", ordinary()))).json.sso, true);
  assert.equal((await admin(server.port, "GET", acme("environments", "TEST"))).json.add_cpr_for_personal_logins, true);
  const style = (await admin(server.port, "GET", acme("domains", ordinary(), "style"))).json;
  assert.deepEqual([style.live.colours, style.live.stylesheet, style.draft], [{ button: "#123456" }, null, null]);
});

test("things are removed with --remove only, a pair of domains in its order", async () => {
  const pair = ["old.acme.example", "mitid.acme.example"];
  const make = (settings) => ({ display_name: "Old", applications: { "urn:acme:old": { name: "Old", redirect_uris: ["https://old.example/"] } }, ...settings });
  const made = await apply((file) => {
    file.environments.TEST.domains[pair[1]] = make({ kind: "mitid", nemid_domain: pair[0] });
    file.environments.TEST.domains[pair[0]] = make({ kind: "ordinary", mitid_domain: pair[1] });
  }, ["--yes"]);
  assert.equal(made.code, 0, made.said);
  assert.match(made.stdout, /urn:acme:old .* has no secret yet/);
  const without = (file) => pair.forEach((host) => delete file.environments.TEST.domains[host]);
  const before = await changes();
  assert.equal((await apply(without, ["--yes"])).code, 0);
  assert.equal(await changes(), before);
  const removed = await apply(without, ["--yes", "--remove"]);
  assert.equal(removed.code, 0, removed.said);
  for (const host of pair) assert.equal((await admin(server.port, "GET", acme("domains", host))).status, 404);
  assert.equal((await apply(without, ["--plan"])).code, 0);
});

test("a MitID domain gets another domain to fall back on", async () => {
  const other = "other.acme.example";
  const turned = (from, to) => (file) => {
    const { domains } = file.environments.TEST;
    domains[other] ??= { display_name: "Other", kind: "ordinary" };
    domains[from].mitid_domain = null;
    domains[to].mitid_domain = mitid();
    domains[mitid()].nemid_domain = to;
  };
  for (const [from, to] of [[ordinary(), other], [other, ordinary()]]) {
    const { code, said } = await apply(turned(from, to), ["--yes"]);
    assert.equal(code, 0, said);
    assert.equal((await admin(server.port, "GET", acme("domains", mitid()))).json.nemid_domain, to);
  }
  assert.equal((await apply((file) => void delete file.environments.TEST.domains[other], ["--yes", "--remove"])).code, 0);
});

test("tables that the file leaves out are nobody's: a part of a tenant can be a file of its own", async () => {
  const { code, said } = await apply((file) => {
    const { kind, display_name, applications } = file.environments.TEST.domains[ordinary()];
    delete file.environments.PRODUCTION;
    file.environments.TEST = { domains: { [ordinary()]: { kind, display_name, applications } } };
    for (const host of [mitid()]) file.environments.TEST.domains[host] = { kind: "mitid", display_name };
  }, ["--plan"]);
  assert.deepEqual([code, said], [0, "Live is as the file says.\n"]);
});

test("a wrong file is refused beside the place that is wrong, and nothing is done", async () => {
  const before = await changes();
  const test = (file) => file.environments.TEST;
  const one = (file) => test(file).domains[ordinary()].applications["urn:acme:web"];
  const here = `environments.TEST.domains["localhost:${server.port}"]`;
  const wrong = [
    [(file) => void (one(file).redirect_uri = "https://a.example"), `${here}.applications["urn:acme:web"].redirect_uri: there is no such setting`],
    [(file) => void (one(file).enabled = "yes"), `${here}.applications["urn:acme:web"].enabled: boolean is wanted`],
    [(file) => void delete one(file).name, `${here}.applications["urn:acme:web"].name: is missing`],
    [(file) => void (one(file).redirect_uris = []), "redirect_uris: at least 1 of them"],
    [(file) => void (test(file).domains[ordinary()].sso_idle_seconds = 1), `${here}.sso_idle_seconds: at least 60`],
    [(file) => void (file.environments.STAGING = {}), "environments.STAGING: the name is wrong"],
    [(file) => void (file.tenant = "Not OK"), "tenant: of the form"],
    [(file) => void (test(file).domains[ordinary()].kind = "mitid"), `${here}.kind: this domain is ordinary, for ever`],
    [(file) => void (file.environments.PRODUCTION.domains[mitid()] = { kind: "mitid", display_name: "x" }), "this domain is of TEST, for ever"],
    // What only the API knows.
    [(file) => void (one(file).redirect_uris = ["not a URL"]), `${here}.applications["urn:acme:web"].redirect_uris[0]: `],
  ];
  for (const [change, said] of wrong) {
    const { code, stderr } = await apply(change, ["--yes"]);
    assert.equal(code, 1);
    assert.ok(stderr.includes(said), `${said}: ${stderr}`);
  }
  const file = path.join(folder, "no.json");
  await writeFile(file, "{");
  assert.equal((await run(["apply", file])).code, 1);
  assert.equal(await changes(), before);
});

test("what somebody has changed since the plan is not written over", async () => {
  const api = { at: `http://manage.localhost:${server.port}`, token: ADMIN_TOKEN };
  const file = JSON.parse(await exported());
  file.environments.TEST.domains[ordinary()].applications["urn:acme:web"].name = "By the file";
  const { plan: found, schema } = await plan(api, JSON.stringify(file));
  const settings = (await admin(server.port, "GET", web())).json;
  await wanted("PUT", web(), { ...settings, enabled: false }, { "if-match": "*" });
  const applied = applyPlan(api, found, schema, { removes: false, secrets: {} });
  await assert.rejects(applied, /application urn:acme:web .* was changed meanwhile: look at a new plan/);
  const now = (await admin(server.port, "GET", web())).json;
  assert.deepEqual([now.name, now.enabled], [settings.name, false]);
  await wanted("PUT", web(), settings, { "if-match": "*" });
});

test("a tenant's token applies what its scopes allow, and a stranger's finds no tenant", async () => {
  const token = async (tenant, scopes) =>
    (await wanted("POST", ["tenants", tenant, "tokens"], { name: "Pipeline", scopes })).token;
  const rename = (to) => (file) => void (file.environments.TEST.domains[ordinary()].applications["urn:acme:web"].name = to);
  const pipeline = await token("acme", ["applications"]);
  const applied = await apply(rename("Shop 2"), ["--yes"], { ADMIN_TOKEN: pipeline });
  assert.equal(applied.code, 0);
  assert.match(applied.stdout, /the dashboard does not learn of this file: This takes the scope configuration/);
  const reader = await apply(rename("Shop 3"), ["--yes"], { ADMIN_TOKEN: await token("acme", []) });
  assert.equal(reader.code, 1);
  assert.match(reader.stderr, /application urn:acme:web .*403/s);
  const stranger = await run(["export", "acme"], { ADMIN_TOKEN: await token("globex", ["configuration"]) });
  assert.match(stranger.stderr, /there is no tenant acme/);
});

test("an installation that has nothing gets it all, a second half after a first", async () => {
  const text = await exported();
  const { port } = server;
  await server.stop();
  server = await startServer({ port, vars: { SNAPSHOT_SECONDS: "0" } });
  const file = path.join(folder, "acme.json");
  await writeFile(file, text);
  const planned = await run(["apply", file, "--plan"]);
  assert.equal(planned.code, 2, planned.said);
  assert.match(planned.stdout, new RegExp(`Needed: CLIENT_SECRET_MITID_127_0_0_1_${port}, the secret of upstream mitid`));
  const without = await run(["apply", file, "--yes"]);
  assert.match(without.stderr, /nothing was done: secrets are missing/);
  assert.equal((await admin(port, "GET", acme())).status, 404);
  // The last of its applications is refused, as the API alone can know.
  const spoilt = JSON.parse(text);
  const { applications } = spoilt.environments.TEST.domains[ordinary()];
  applications["urn:zzz"] = { name: "Last", redirect_uris: ["no URL"] };
  await writeFile(path.join(folder, "spoilt.json"), JSON.stringify(spoilt));
  const half = await run(["apply", path.join(folder, "spoilt.json"), "--yes"], secrets());
  assert.equal(half.code, 1);
  assert.match(half.stderr, /urn:zzz"\]\.redirect_uris\[0\].*\n\d+ of \d+ calls were made: apply the file again for the rest/);
  const whole = await run(["apply", file, "--yes"], secrets());
  assert.equal(whole.code, 0, whole.said);
  const again = await run(["apply", file, "--plan"]);
  assert.deepEqual([again.code, again.said], [0, "Live is as the file says.\n"]);
  assert.equal(await exported(), text);
  // And it is one that works: what the demo adds to it are the applications' secrets and the other tenant.
  await seedDemo(port);
  const discovery = await send(port, { host: ordinary(), path: "/.well-known/openid-configuration" });
  assert.equal(discovery.status, 200);
});
