// Apache's mod_auth_openidc, as Debian packages it, before a directory of plain files. Apache runs
// from a folder and on a port of its own; the machine's service, if there is one, is left alone.
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { NEMID } from "../support/relying_party.mjs";
import { register, rememberUsers } from "../support/registration.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { Visitor, assertPerson, startWebsite } from "../support/website.mjs";

const CLIENT = { clientId: "urn:acme:apache", secret: "acme-apache-secret" };

let server, website, folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "edge-eid-apache-"));
  server = await startSeededServer();
  await rememberUsers(server);
  website = await startWebsite(async (port, origin) => {
    await register(server, {
      ...CLIENT,
      callbacks: [`${origin}/callback`],
      settings: {
        post_logout_redirect_uris: [`${origin}/open`],
        // The Worker's runtime finds no *.localhost.
        backchannel_logout_uri: `http://127.0.0.1:${port}/callback?logout=backchannel`,
      },
    });
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
  /** The module's own address to log out at, with where to end. */
  logOut() {
    return super.logOut(`/callback?logout=${encodeURIComponent(`${this.origin}/open`)}`);
  }
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

test("mod_auth_openidc logs somebody out, who is asked again afterwards", async () => {
  const visitor = new ApacheVisitor(website);
  await visitor.logInBy("mitid");
  await visitor.logOut();
  assert.equal(await visitor.isLoggedInWithoutBeingAsked(), false);
});

test("mod_auth_openidc ends a session that was logged out of elsewhere, as soon as it is told", async () => {
  const visitor = new ApacheVisitor(website);
  const somebodyElse = new ApacheVisitor(website);
  await visitor.logInBy("nemid");
  await somebodyElse.logInBy("nemid");
  const elsewhere = new URL(`${server.origin}/oauth2/logout`);
  elsewhere.searchParams.set("post_logout_redirect_uri", `${website.origin}/open`);
  assert.equal((await visitor.open(elsewhere)).body, "for everybody\n");
  // The browser brought nothing of it to the website; the broker tells it on its own.
  for (let tries = 0; await visitor.account(); tries++) {
    assert.ok(tries < 200, "the website was not told");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(await somebodyElse.account(), "the same person's other browser is still logged in");
});
