// Puts functions of a wasm file beside others that look like them, so that it compresses better:
// gzip looks back 32 kB, and alike functions of a compiler's output stand far apart.
//
//   node scripts/reorder.mjs FILE
//
// It only names the functions in the wanted order; wasm-opt does the moving.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const SHINGLE_BYTES = 4;
// How many of the smallest hashes of a function lead to its likes, and where the chain begins, as a part
// of all functions. Which does best is chance, so each is tried.
const SKETCHES = [16, 24, 32];
const BEGINNINGS = [0, 0.3, 0.6, 0.9];

const [file] = process.argv.slice(2);
const wasm = readFileSync(file);

/** A number as LEB128 at `at`, and where it ends. */
function leb(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = wasm[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function toLeb(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

/** Where each section's content begins and ends, by its id. */
function sections() {
  const found = new Map();
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at];
    const [length, begin] = leb(at + 1);
    if (id !== 0) found.set(id, [begin, begin + length]);
    at = begin + length;
  }
  return found;
}

/** How many functions are imported: they are numbered first. */
function importedFunctions([begin, end]) {
  let [count, at] = leb(begin);
  let functions = 0;
  for (; count > 0 && at < end; count--) {
    for (let part = 0; part < 2; part++) {
      const [length, text] = leb(at);
      at = text + length;
    }
    const kind = wasm[at++];
    if (kind === 0) functions++;
    else if (kind === 3 || kind === 4) at++; // a global or a tag: one byte, then its type
    else throw new Error(`an import of kind ${kind}, which nobody expected`);
    [, at] = leb(at);
  }
  return functions;
}

function bodies([begin]) {
  let [count, at] = leb(begin);
  const list = [];
  for (; count > 0; count--) {
    const [length, code] = leb(at);
    list.push(wasm.subarray(code, code + length));
    at = code + length;
  }
  return list;
}

/** Every few bytes of a body as hashes, sorted, each once. */
function shingles(body) {
  const set = new Set();
  for (let at = 0; at + SHINGLE_BYTES <= body.length; at++) {
    set.add(Math.imul(body.readUInt32LE(at), 0x9e3779b1) >>> 0);
  }
  return Uint32Array.from(set).sort();
}

/** What two bodies share, from 0 to 1. */
function likeness(one, other) {
  let shared = 0;
  for (let a = 0, b = 0; a < one.length && b < other.length; ) {
    if (one[a] === other[b]) (shared++, a++, b++);
    else if (one[a] < other[b]) a++;
    else b++;
  }
  return shared / (one.length + other.length - shared + 1);
}

/** From function to function, each time to the one that is most alike. */
function chain(all, sketch, begin) {
  const byHash = new Map();
  all.forEach((hashes, index) => {
    for (const hash of hashes.subarray(0, sketch)) (byHash.get(hash) ?? byHash.set(hash, []).get(hash)).push(index);
  });
  const left = new Set(all.keys());
  const order = [];
  for (let current = Math.floor(all.length * begin); left.size > 0; ) {
    left.delete(current);
    order.push(current);
    let best = -1;
    let most = 0;
    const near = new Set([...all[current].subarray(0, sketch)].flatMap((hash) => byHash.get(hash)));
    for (const index of near) {
      if (!left.has(index)) continue;
      const alike = likeness(all[current], all[index]);
      if (alike > most) [best, most] = [index, alike];
    }
    current = best < 0 ? left.values().next().value : best;
  }
  return order;
}

/** A name section that numbers the functions in this order. */
function nameSection(order, imported) {
  const rank = new Map(order.map((index, place) => [index, place]));
  const names = [...rank.keys()].sort((a, b) => a - b).map((index) => {
    const name = Buffer.from(String(rank.get(index)).padStart(6, "0"));
    return Buffer.concat([toLeb(index + imported), toLeb(name.length), name]);
  });
  const functions = Buffer.concat([toLeb(names.length), ...names]);
  const content = Buffer.concat([toLeb(4), Buffer.from("name"), Buffer.from([1]), toLeb(functions.length), functions]);
  return Buffer.concat([Buffer.from([0]), toLeb(content.length), content]);
}

const found = sections();
const list = bodies(found.get(10));
const all = list.map(shingles);
const orders = SKETCHES.flatMap((sketch) => BEGINNINGS.map((begin) => chain(all, sketch, begin)));
const sizes = orders.map((order) => gzipSync(Buffer.concat(order.map((index) => list[index]))).length);
const order = orders[sizes.indexOf(Math.min(...sizes))];
const before = gzipSync(wasm).length;
const named = `${file}.named`;
writeFileSync(named, Buffer.concat([wasm, nameSection(order, importedFunctions(found.get(2)))]));
const features = ["bulk-memory", "bulk-memory-opt", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "reference-types", "multivalue", "exception-handling"];
execFileSync(process.env.WASM_OPT_BIN ?? "wasm-opt", [
  ...features.map((feature) => `--enable-${feature}`),
  "--reorder-functions-by-name",
  "--strip-debug",
  "--strip-target-features",
  named,
  "-o",
  file,
]);
rmSync(named);
console.log(`functions reordered: ${before} bytes gzipped before, ${gzipSync(readFileSync(file)).length} after`);
