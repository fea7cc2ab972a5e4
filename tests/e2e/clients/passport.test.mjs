// passport-openidconnect in an Express application. It reads no metadata and verifies no signature:
// it trusts the token endpoint, as OpenID Connect Core 3.1.3.7 allows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import express from "express";
import session from "express-session";
import { Passport } from "passport";
import OpenIDConnectStrategy from "passport-openidconnect";
import { NEMID } from "../support/relying_party.mjs";
import { register } from "../support/registration.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { Visitor, assertPerson, serveWebsite } from "../support/website.mjs";

const CLIENT = { clientId: "urn:acme:passport", secret: "acme-passport-secret" };

let server, website;
before(async () => {
  server = await startSeededServer();
  const app = express();
  website = await serveWebsite(app);
  const callbackURL = `${website.origin}/callback`;
  await register(server, { ...CLIENT, callbacks: [callbackURL] });
  addRoutes(app, callbackURL);
});
after(async () => {
  await website?.close();
  await server?.stop();
});

function addRoutes(app, callbackURL) {
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user, done) => done(null, user));
  passport.use(
    new OpenIDConnectStrategy(
      {
        issuer: server.origin,
        authorizationURL: `${server.origin}/oauth2/authorize`,
        tokenURL: `${server.origin}/oauth2/token`,
        userInfoURL: `${server.origin}/oauth2/userinfo`,
        clientID: CLIENT.clientId,
        clientSecret: CLIENT.secret,
        callbackURL,
        acrValues: NEMID,
        nonce: true,
      },
      // With this many parameters it asks userinfo as well.
      (issuer, userinfo, profile, context, idToken, accessToken, refreshToken, params, done) => {
        const claims = JSON.parse(Buffer.from(idToken.split(".")[1], "base64url").toString());
        done(null, { claims, userinfo: userinfo._json });
      },
    ),
  );
  app.use(session({ secret: "test only", resave: false, saveUninitialized: false }));
  app.use(passport.session());
  app.get("/", (request, response) => response.json(request.user ?? null));
  app.get("/login", passport.authenticate("openidconnect"));
  app.get("/logout", (request, response, next) =>
    request.logout((error) => (error ? next(error) : response.redirect("/"))),
  );
  app.get("/callback", passport.authenticate("openidconnect", { successRedirect: "/" }));
}

for (const eid of ["nemid", "mitid"]) {
  test(`passport-openidconnect logs somebody in by the ${eid} tab, and out of the website`, async () => {
    const visitor = new Visitor(website);
    assert.equal(await visitor.account(), null);
    await visitor.logInBy(eid);
    const { claims, userinfo } = await visitor.account();
    assertPerson(claims, eid);
    assertPerson(userinfo, eid);
    await visitor.logOut();
  });
}
