// The admin API under made-up requests, right and wrong ones, which Schemathesis draws from its
// description: whatever is sent, it answers what the description says, and never by a fault of its own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { all } from "../../scripts/admin_api.mjs";
import { root } from "../../scripts/workers.mjs";
import { admin } from "./support/seeded_server.mjs";
import { ADMIN_TOKEN, startServer } from "./support/server.mjs";

/** Requests drawn for each operation, besides those at the limits of each field. */
const EXAMPLES = 25;
/** The same requests each time: a run that fails by chance tells nothing of the change that it judges. */
const SEED = process.env.SCHEMATHESIS_SEED ?? "1";
/** It takes a quarter of this; thereafter it is ended, and has failed. */
const LIMIT_MILLISECONDS = 6 * 60_000;
/** How many kinds of change they make at least, of some twenty that there are: they get as far as the stores. */
const CHANGES_MIN = 8;

const DESCRIPTION = path.join(root, "static/api/openapi.json");

let server, folder;
before(async () => {
  server = await startServer({ vars: { SNAPSHOT_SECONDS: "0" } });
  folder = await mkdtemp(path.join(tmpdir(), "edge-eid-schemathesis-"));
});
after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What stands in the paths of the made-up requests, so that most get past the names. */
const tenant = "acme";
const host = () => `acme.localhost:${server.port}`;
const mitid = () => `mitid.localhost:${server.port}`;
const CLIENT = "urn:acme:web";

async function put(segments, body) {
  const answer = await admin(server.port, "PUT", ["tenants", tenant, ...segments], body);
  assert.equal(answer.status, 201, answer.body);
}

/** A pair of domains. Applications that no request names keep them from being removed. */
async function configure() {
  const application = { name: "As configured", redirect_uris: ["https://app.example/callback"] };
  await put([], { name: "As configured" });
  await put(["domains", mitid()], { environment: "TEST", kind: "mitid", display_name: "Acme" });
  const ordinary = { environment: "TEST", kind: "ordinary", display_name: "Acme", mitid_domain: mitid() };
  await put(["domains", host()], ordinary);
  for (const domain of [host(), mitid()]) await put(["domains", domain, "applications", "stays"], application);
  await put(["domains", host(), "applications", CLIENT], application);
}

/** The log of changes. */
const changes = () => all({ at: `http://manage.localhost:${server.port}`, token: ADMIN_TOKEN }, `/tenants/${tenant}/audit`);

/** Runs Schemathesis. Gives its report and its exit code. */
async function schemathesis(...options) {
  const python = path.join(root, ".tools/python");
  const args = [
    ...["-m", "schemathesis.cli", "--config-file", path.join(folder, "schemathesis.toml"), "run"],
    DESCRIPTION,
    // The name of the management host is nothing that Python would resolve.
    ...["--url", `http://127.0.0.1:${server.port}`, "--header", `Host: manage.localhost:${server.port}`],
    // A static file, which the Worker is not asked for.
    ...["--exclude-operation-id", "getDescription"],
    ...["--seed", SEED, "--no-color", "--continue-on-failure", "--warnings", "off"],
    ...options,
  ];
  const env = { ...process.env, PYTHONPATH: python, PYTHONUNBUFFERED: "1", HYPOTHESIS_STORAGE_DIRECTORY: folder };
  const child = spawn("python3", args, { cwd: folder, env, timeout: LIMIT_MILLISECONDS });
  let report = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (report += chunk));
  const [code] = await once(child, "close");
  return { code, report: report.split("\n").map((line) => line.slice(0, 500)).join("\n") };
}

/** What stands in the paths, and which answers refuse what is wrong. */
async function settings() {
  const values = { tenant, host: host(), client_id: CLIENT, environment: "TEST" };
  const lines = Object.entries(values).map(([name, value]) => `"path.${name}" = ${JSON.stringify(value)}`);
  const refused = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428"];
  const { paths } = JSON.parse(await readFile(DESCRIPTION, "utf8"));
  const lists = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .filter(({ parameters }) => parameters?.some(({ $ref }) => $ref.endsWith("/Limit")));
  assert.ok(lists.length > 5);
  // A parameter without a value counts as left out (RFC 6749 section 3.1), which no schema can say.
  const lenient = lists.map(
    ({ operationId }) =>
      `[[operations]]\ninclude-operation-id = "${operationId}"\nchecks.negative_data_rejection.enabled = false\n`,
  );
  // Nor does any say every rule between two fields: what is drawn as right may be wrong.
  const rejection = `[checks]\npositive_data_acceptance.enabled = false\n[checks.negative_data_rejection]\nexpected-statuses = ${JSON.stringify(refused)}\n`;
  return `[parameters]\n${lines.join("\n")}\n${rejection}${lenient.join("")}`;
}

test("made-up requests get what is described, and never a fault of ours", async () => {
  await configure();
  const configured = (await changes()).length;
  await writeFile(path.join(folder, "schemathesis.toml"), await settings());
  const { code, report } = await schemathesis(
    ...["--header", `Authorization: Bearer ${ADMIN_TOKEN}`],
    ...["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", String(EXAMPLES)],
  );
  assert.equal(code, 0, report);
  const cases = Number(report.match(/(\d+) generated, \1 passed/)?.[1]);
  assert.ok(cases > 2_000, report);
  const made = new Set((await changes()).slice(0, -configured).map(({ action }) => action));
  assert.ok(made.size >= CHANGES_MIN, `they only did this: ${[...made].join(", ")}`);
  // What is reported of a fault has been found already; a panic might have answered nobody.
  assert.deepEqual(server.logs().filter(({ message }) => message.includes("panicked")), []);
});

test("made-up requests by nobody get nothing", async () => {
  await writeFile(path.join(folder, "schemathesis.toml"), "");
  const before = await changes();
  const { code, report } = await schemathesis("--phases", "coverage", "--max-examples", "1");
  assert.equal(code, 0, report);
  assert.deepEqual(await changes(), before);
});
