// @ts-check
// Prints a link that makes whoever opens it an operator of the installation, or the owner of a tenant. It
// works once. Who holds the operator's token can always make one: after a deploy, and when everybody is
// locked out.
//
//   ADMIN_TOKEN=… npm run set-up-link -- --at https://manage.example.com [--tenant acme]
//   node scripts/set_up_link.mjs --port 8787
import { request as http } from "node:http";
import { request as https } from "node:https";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { at: { type: "string" }, port: { type: "string", default: "8787" }, tenant: { type: "string" } },
});
const url = new URL("/set-up", options.at ?? `http://manage.localhost:${options.port}`);
const isHere = /^(localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere)) {
  console.error("error: the operator's token is sent by https only, but to this machine");
  process.exit(2);
}
const token = process.env.ADMIN_TOKEN ?? (options.at ? undefined : "dev-admin-token");
if (!token) {
  console.error("error: set ADMIN_TOKEN to the operator's token");
  process.exit(2);
}

const body = JSON.stringify(options.tenant ? { tenant: options.tenant } : {});
// Node's resolver knows no *.localhost.
const hostname = url.hostname.endsWith(".localhost") ? "127.0.0.1" : url.hostname;
const send = url.protocol === "https:" ? https : http;
const headers = {
  host: url.host,
  authorization: `Bearer ${token}`,
  "content-type": "application/json",
  "content-length": Buffer.byteLength(body),
};
const sent = send({ hostname, port: url.port, path: url.pathname, method: "POST", headers }, (response) => {
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (chunk) => (text += chunk));
  response.on("end", () => {
    if (response.statusCode === 201) return console.log(JSON.parse(text).link);
    console.error(`error: the dashboard answered ${response.statusCode}: ${text.slice(0, 200)}`);
    process.exitCode = 1;
  });
});
sent.on("error", (error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
sent.end(body);
