// @ts-check
// The JSON Schema of a configuration file, which is derived from the admin API's description: a file
// holds what the API takes, less secrets. And whether a value is as a schema says.

/** @typedef {Record<string, any>} Schema */

/** What a file does not hold: a secret, an order, and what ends by itself within a day. */
const LEFT_OUT = ["recording_until"];

/**
 * The schema of the file, from the description of the API.
 * @param {Schema} api an OpenAPI document
 * @returns {Schema}
 */
export function configurationSchema(api) {
  const { schemas } = api.components;
  /** @type {Record<string, Schema>} */
  const $defs = {};
  const input = (/** @type {string} */ name, /** @type {string[]} */ without = [], more = {}) => {
    const { required = [], properties, ...schema } = settable(schemas[`${name}Input`], without);
    return { ...schema, ...(required.length > 0 ? { required } : {}), properties: { ...properties, ...more } };
  };
  const table = (/** @type {string} */ of, /** @type {Schema} */ names, /** @type {string} */ description) => ({
    type: "object",
    description: `${description} Where it stands, it names all there are; where it is left out, nothing is said of them.`,
    propertyNames: names,
    additionalProperties: { $ref: `#/$defs/${of}` },
  });
  const tenant = schemas.TenantInput.properties.id;
  const names = {
    environments: { enum: schemas.DomainInput.properties.environment.enum },
    eids: { enum: schemas.UpstreamInput.properties.eid.enum },
    host: { maxLength: schemas.DomainInput.properties.host.maxLength },
    client: { minLength: 1, maxLength: schemas.ApplicationInput.properties.client_id.maxLength },
  };
  $defs.Environment = input("Environment", [], {
    domains: table("Domain", names.host, "The environment's domains by their hosts."),
  });
  $defs.Domain = input("Domain", ["environment"], {
    upstreams: table("Upstream", names.eids, "How each eID is reached from the domain."),
    style: { $ref: "#/$defs/Style" },
    applications: table("Application", names.client, "The domain's applications by their client ids."),
  });
  $defs.Upstream = input("Upstream");
  $defs.Style = {
    ...input("Style"),
    type: ["object", "null"],
    description: "What is published of the domain's style, as a whole; null where there is none.",
  };
  $defs.Application = input("Application");
  const file = input("Tenant", [], {
    $schema: { type: "string", description: "Where this schema is." },
    tenant: { type: tenant.type, maxLength: tenant.maxLength, pattern: tenant.pattern, description: "The tenant's id." },
    environments: {
      type: "object",
      description: "One that is left out stays as it is.",
      propertyNames: names.environments,
      additionalProperties: { $ref: "#/$defs/Environment" },
    },
  });
  file.required = ["tenant", ...file.required];
  addReferenced({ file, $defs }, schemas, $defs);
  const said = {
    $schema: api.jsonSchemaDialect,
    title: "Configuration of a tenant",
    description:
      "What a tenant has configured, less secrets and keys. A setting that is left out stays as it is, and is the API's default where the thing is made.",
  };
  return localised({ ...said, ...file, $defs: sorted($defs) });
}

/** A schema without what nobody sets: what the API ignores in a request, secrets and orders. */
function settable(/** @type {Schema} */ schema, /** @type {string[]} */ without) {
  const isSet = ([/** @type {string} */ name, /** @type {Schema} */ { readOnly, writeOnly }]) =>
    !readOnly && !writeOnly && !without.includes(name) && !LEFT_OUT.includes(name);
  const properties = Object.fromEntries(
    Object.entries(schema.properties).filter(([name, field]) => isSet([name, field])),
  );
  // What the API shows of itself stands in a schema of its own.
  delete properties.client_key;
  const required = (schema.required ?? []).filter((/** @type {string} */ name) => name in properties);
  return { ...schema, required, properties };
}

/** Adds every schema of the API that is referred to, and those that it refers to. */
function addReferenced(/** @type {any} */ value, /** @type {Schema} */ schemas, /** @type {Schema} */ $defs) {
  if (typeof value !== "object" || value === null) return;
  if (typeof value.$ref === "string" && value.$ref.startsWith("#/components/schemas/")) {
    const name = value.$ref.split("/").pop();
    if (!(name in $defs)) {
      $defs[name] = schemas[name];
      addReferenced(schemas[name], schemas, $defs);
    }
  }
  for (const member of Object.values(value)) addReferenced(member, schemas, $defs);
}

/** The same with references to the definitions of this document. */
function localised(/** @type {any} */ value) {
  if (Array.isArray(value)) return value.map(localised);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "$ref" ? String(member).replace("#/components/schemas/", "#/$defs/") : localised(member),
    ]),
  );
}

/** An object, and those in it, with members in the order of their names. */
export function sorted(/** @type {any} */ value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

// --- Whether a value is as a schema says --------------------------------------------------------

/** @typedef {{ at: string, rule: string }} Wrong where in the value, and what is allowed */

/** What this file knows to check, and what says nothing about values. */
const CHECKS = /** @type {Record<string, (rule: any, value: any, schema: Schema) => string | false>} */ ({
  type: (types, value) => ![types].flat().some((type) => isOf(type, value)) && `${[types].flat().join(" or ")} is wanted`,
  enum: (words, value) => !words.includes(value) && `one of ${words.map((/** @type {any} */ it) => JSON.stringify(it)).join(", ")}`,
  minLength: (least, value) => typeof value === "string" && [...value].length < least && `at least ${least} characters`,
  maxLength: (most, value) => typeof value === "string" && [...value].length > most && `at most ${most} characters`,
  pattern: (pattern, value) => typeof value === "string" && !new RegExp(pattern, "u").test(value) && `of the form ${pattern}`,
  format: (format, value) => typeof value === "string" && !hasFormat(format, value) && FORMATS[format],
  minimum: (least, value) => typeof value === "number" && value < least && `at least ${least}`,
  maximum: (most, value) => typeof value === "number" && value > most && `at most ${most}`,
  minItems: (least, value) => Array.isArray(value) && value.length < least && `at least ${least} of them`,
  maxItems: (most, value) => Array.isArray(value) && value.length > most && `at most ${most} of them`,
  uniqueItems: (_, value) => Array.isArray(value) && new Set(value.map((it) => JSON.stringify(it))).size < value.length && "each one once",
});
const FORMATS = /** @type {Record<string, string>} */ ({ uri: "an absolute URL", "date-time": "a time such as 2026-11-23T12:00:00Z" });
const SAYS_NOTHING = ["$schema", "$defs", "title", "description", "default", "examples", "properties", "required", "additionalProperties", "propertyNames", "items"];

/**
 * What of a value is not as its schema says.
 * @param {Schema} root where references lead
 * @param {Schema} schema
 * @param {any} value
 * @param {string} [at]
 * @returns {Wrong[]}
 */
export function wrongs(root, schema, value, at = "") {
  if (schema.$ref) return wrongs(root, root.$defs[schema.$ref.replace("#/$defs/", "")], value, at);
  for (const [word, rule] of Object.entries(schema)) {
    if (SAYS_NOTHING.includes(word)) continue;
    if (!CHECKS[word]) throw new Error(`the schema says '${word}', which is not known here`);
    const wrong = CHECKS[word](rule, value, schema);
    if (wrong) return [{ at, rule: wrong }];
  }
  if (Array.isArray(value)) {
    return schema.items ? value.flatMap((item, index) => wrongs(root, schema.items, item, `${at}[${index}]`)) : [];
  }
  return isOf("object", value) ? wrongMembers(root, schema, value, at) : [];
}

function wrongMembers(/** @type {Schema} */ root, /** @type {Schema} */ schema, /** @type {any} */ value, /** @type {string} */ at) {
  const { required = [], properties = {}, additionalProperties = {}, propertyNames } = schema;
  /** @type {Wrong[]} */
  const found = required
    .filter((/** @type {string} */ name) => !Object.hasOwn(value, name))
    .map((/** @type {string} */ name) => ({ at: member(at, name), rule: "is missing" }));
  for (const [name, item] of Object.entries(value)) {
    const place = member(at, name);
    const isKnown = Object.hasOwn(properties, name);
    const wrongName = !isKnown && propertyNames && wrongs(root, propertyNames, name)[0];
    if (wrongName) found.push({ at: place, rule: `the name is wrong: ${wrongName.rule}` });
    else if (!isKnown && additionalProperties === false) found.push({ at: place, rule: "there is no such setting" });
    else found.push(...wrongs(root, isKnown ? properties[name] : additionalProperties, item, place));
  }
  return found;
}

/** The place of a member, as JavaScript would name it. */
export function member(/** @type {string} */ at, /** @type {string} */ name) {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${at}[${JSON.stringify(name)}]`;
  return at === "" ? name : `${at}.${name}`;
}

function isOf(/** @type {string} */ type, /** @type {any} */ value) {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function hasFormat(/** @type {string} */ format, /** @type {string} */ value) {
  if (format === "uri") return URL.canParse(value);
  if (format === "date-time") return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value));
  return true;
}
