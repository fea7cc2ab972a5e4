// @ts-check
// What must never stand in a log.
import assert from "node:assert/strict";

/** The test people's CPR numbers, names and numbers at the eIDs, as the simulators know them. */
const PERSONAL = [
  "2101270087",
  "210127-0087",
  "0707490071",
  "070749-0071",
  "Testperson",
  "BESKYTTET",
  "9208-2002-2-",
  "74ffcd31-fbaf-4c33-bdac-169f25c1e416",
  "0f5c3a1e-6f0b-4f57-9d5c-3a3f5f0f7a01",
  "1203670452",
  "1927-01-21",
];

/** Parameters whose values stand in the configuration, and so are no secret. */
const PUBLIC = new Set([
  "acr_values",
  "client_id",
  "code_challenge_method",
  "error",
  "error_description",
  "iss",
  "lang",
  "redirect_uri",
  "response_type",
  "scope",
  "ui_locales",
]);

/** The values in a URL's query that are somebody's secret. */
export function secretsOf(/** @type {URL | string} */ address) {
  const parameters = [...new URL(address).searchParams];
  return parameters.filter(([name, value]) => !PUBLIC.has(name) && value.length >= 8).map(([, value]) => value);
}

/**
 * Checks every line that the Worker has logged so far.
 * @param {{ logs: () => { message: string }[] }} server
 * @param {Iterable<string>} secrets of the logins done on it
 */
export async function assertLogIsClean(server, secrets) {
  // Lines arrive shortly after their response: wait until no more of them come.
  let count = -1;
  while (server.logs().length !== count) {
    count = server.logs().length;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.ok(count > 0, "the Worker logs its requests");
  const canaries = [...new Set([...PERSONAL, ...secrets])].filter((secret) => secret.length >= 6);
  assert.ok(canaries.length > PERSONAL.length, "there were logins with secrets");
  for (const { message } of server.logs()) {
    for (const canary of canaries) {
      const found = message.toLowerCase().includes(canary.toLowerCase());
      assert.ok(!found, `a log line holds '${canary}': ${message}`);
    }
  }
}
