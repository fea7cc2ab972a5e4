// Apache's mod_auth_openidc, as Debian packages it, before a directory of plain files. Apache runs
// from a folder and on a port of its own; the machine's service, if there is one, is left alone.
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { NEMID } from "../support/relying_party.mjs";
import { register } from "../support/registration.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { Visitor, assertPerson, startWebsite } from "../support/website.mjs";

const CLIENT = { clientId: "urn:acme:apache", secret: "acme-apache-secret" };

let server, website, folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "edge-eid-apache-"));
  server = await startSeededServer();
  website = await startWebsite(async (port, origin) => {
    await register(server, { ...CLIENT, callbacks: [`${origin}/callback`] });
    // Its processes are not root, and read the files.
    await chmod(folder, 0o755);
    await mkdir(path.join(folder, "files"));
    await writeFile(path.join(folder, "files/login"), "for those who are logged in\n");
    await writeFile(path.join(folder, "files/open"), "for everybody\n");
    await writeFile(path.join(folder, "apache.conf"), configuration(port, origin));
    return { command: "/usr/sbin/apache2", args: ["-D", "FOREGROUND", "-f", path.join(folder, "apache.conf")] };
  });
});
after(async () => {
  await website?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const configuration = (port, origin) => `
ServerRoot "${folder}"
PidFile "${folder}/apache.pid"
DefaultRuntimeDir "${folder}"
ErrorLog "|/bin/cat"
LogLevel warn
ServerName website.localhost
Listen 127.0.0.1:${port}
User www-data
Group www-data
${["mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc"]
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join("\n")}
DocumentRoot "${folder}/files"

OIDCProviderMetadataURL ${server.origin}/.well-known/openid-configuration
OIDCClientID ${CLIENT.clientId}
OIDCClientSecret ${CLIENT.secret}
OIDCRedirectURI ${origin}/callback
OIDCCryptoPassphrase "test only"
OIDCScope openid
OIDCPKCEMethod S256
OIDCAuthRequestParams acr_values=${encodeURIComponent(NEMID)}
OIDCInfoHook id_token userinfo

<Location />
  AuthType openid-connect
  Require valid-user
</Location>
<Location /open>
  Require all granted
</Location>
`;

class ApacheVisitor extends Visitor {
  /** What the module has of its user: its own page, which it answers to nobody else. */
  async account() {
    const answer = await this.open(`${this.origin}/callback?info=json`);
    return answer.status === 401 ? null : JSON.parse(this.page(answer).body);
  }
}

for (const eid of ["nemid", "mitid"]) {
  test(`mod_auth_openidc logs somebody in by the ${eid} tab`, async () => {
    const visitor = new ApacheVisitor(website);
    assert.equal(await visitor.account(), null);
    const home = await visitor.logInBy(eid);
    assert.equal(home.body, "for those who are logged in\n");
    const { id_token, userinfo } = await visitor.account();
    assertPerson(id_token, eid);
    assertPerson(userinfo, eid);
  });
}
