// The real objects of the management side, and KV, against what the tests in memory hold; see
// tests/configuration_contract.rs.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startServer } from "./support/server.mjs";

let server, steps;
before(async () => {
  server = await startServer();
  steps = JSON.parse(await readFile(new URL("../contract/configuration.json", import.meta.url), "utf8"));
});
after(() => server?.stop());

/** Which master key vouches for a published text differs between here and memory. */
const unsigned = (text) => text.replace(/\\?"mac\\?":\\?"[\w-]*\\?",/g, "");

test("the real objects answer every command as memory does, and KV has what the host's object keeps", async () => {
  for (const [number, { binding, name, command, answer }] of steps.entries()) {
    const { status, text } = await server.object(binding, name, JSON.stringify(command));
    assert.equal(status, 200, `step ${number}: ${text}`);
    // When a key was published is the object's own clock.
    const told = JSON.parse(unsigned(text), (name, value) => (value?.kid && value.published ? { ...value, published: 0 } : value));
    assert.deepEqual(told, answer, `step ${number}`);
  }
  const kv = new Map((await server.kv()).map(([key, text]) => [key, unsigned(text)]));
  const last = (name, value) =>
    steps.findLast((step) => step.name === name && JSON.stringify(step.command.read) === JSON.stringify(value)).answer;
  const hash = createHash("sha256").update("urn:contract:web").digest("base64url");
  const application = { application: { client_id: "urn:contract:web" } };
  assert.equal(kv.get("domain:contract.example"), last("contract.example", "domain").published.text);
  assert.equal(kv.get(`app:contract.example:${hash}`), last("contract.example", application).published.text);
  assert.equal(kv.size, 5);
});
