// @ts-check
// The disaster drill (npm run drill): shows what it does and how long it took. What it checks stands in
// tests/e2e/support/drill.mjs, and a test does the same.
import { disasters } from "../tests/e2e/support/drill.mjs";

/** The drill must be over by then, seconds. */
const LIMIT_SECONDS = 15 * 60;

const began = Date.now();
const passed = () => ((Date.now() - began) / 1_000).toFixed(1).padStart(6);

try {
  await disasters((what) => console.log(`${passed()} s  ${what}`));
} catch (error) {
  console.error(`${passed()} s  FAILED: ${error instanceof Error ? error.stack : error}`);
  process.exit(1);
}
if (Date.now() - began > LIMIT_SECONDS * 1_000) {
  console.error(`The drill took more than ${LIMIT_SECONDS / 60} minutes.`);
  process.exit(1);
}
console.log(`\nThe drill took ${passed().trim()} s: every check passed.`);
