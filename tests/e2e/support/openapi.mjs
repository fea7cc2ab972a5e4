// @ts-check
// Holds the admin API's real answers against the description it serves.
import assert from "node:assert/strict";

/** @typedef {Record<string, any>} Schema */

export class Description {
  /** What `/api/openapi.json` answered. */
  constructor(/** @type {Schema} */ document) {
    this.document = document;
    /** Operations that were answered. */
    this.seen = new Set();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ status: number, headers: import("node:http").IncomingHttpHeaders, body: string }} answer
   */
  check(method, path, answer) {
    const at = `${method} ${path} answered ${answer.status}`;
    const given = path.split("?")[0].split("/");
    const template = Object.keys(this.document.paths).find((template) => {
      const wanted = template.split("/");
      return wanted.length === given.length && wanted.every((part, i) => part.startsWith("{") || part === given[i]);
    });
    const operation = this.document.paths[template ?? ""]?.[method.toLowerCase()];
    assert.ok(operation, `${at}, which is not documented`);
    const documented = this.resolve(operation.responses[answer.status]);
    assert.ok(documented, `${at}, which is not documented: ${answer.body}`);
    for (const name of Object.keys(documented.headers ?? {})) {
      assert.ok(answer.headers[name.toLowerCase()], `${at} without ${name}`);
    }
    assert.equal(answer.headers["cache-control"], "no-store", at);
    const content = documented.content[String(answer.headers["content-type"])];
    assert.ok(content, `${at} with ${answer.headers["content-type"]}`);
    const isJson = String(answer.headers["content-type"]).includes("json");
    this.validate(at, content.schema, isJson ? JSON.parse(answer.body) : answer.body);
    this.seen.add(operation.operationId);
  }

  resolve(/** @type {Schema | undefined} */ value) {
    if (!value?.$ref) return value;
    return value.$ref.slice(2).split("/").reduce((/** @type {any} */ at, /** @type {string} */ name) => at[name], this.document);
  }

  validate(/** @type {string} */ at, /** @type {Schema} */ schema, /** @type {any} */ value) {
    const { type, enum: words, required = [], properties = {}, additionalProperties, items } = this.resolve(schema) ?? {};
    if (type) assert.ok([type].flat().includes(typeOf(value)), `${at}: ${JSON.stringify(value)} is no ${type}`);
    if (words) assert.ok(words.includes(value), `${at}: ${value} is none of ${words}`);
    if (Array.isArray(value) && items) value.forEach((item) => this.validate(at, items, item));
    if (typeOf(value) !== "object") return;
    for (const name of required) assert.ok(name in value, `${at} without ${name}`);
    for (const [name, field] of Object.entries(value)) {
      const known = properties[name] ?? additionalProperties;
      assert.notEqual(known, false, `${at} with ${name}, which is not documented`);
      if (typeof known === "object") this.validate(`${at}: ${name}`, known, field);
    }
  }
}

function typeOf(/** @type {any} */ value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (Number.isInteger(value)) return "integer";
  return typeof value;
}
