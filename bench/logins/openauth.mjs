// A peer: a broker made of npm `@openauthjs/openauth`, as a Worker in workerd, state in its own memory
// storage. Its tokens are ES256, which it does not let anybody choose; it has no ID token, sends the
// upstream no nonce, and asks applications for no secret.
import { env } from "cloudflare:workers";
import { issuer } from "@openauthjs/openauth";
import { Oauth2Provider } from "@openauthjs/openauth/provider/oauth2";
import { MemoryStorage } from "@openauthjs/openauth/storage/memory";
import { createSubjects } from "@openauthjs/openauth/subject";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { CLIENT } from "./settings.mjs";

const keys = createRemoteJWKSet(new URL(`${env.UPSTREAM}/jwks`));
const user = { "~standard": { version: 1, vendor: "benchmark", validate: (value) => ({ value }) } };

export default issuer({
  subjects: createSubjects({ user }),
  storage: MemoryStorage(),
  providers: {
    upstream: Oauth2Provider({
      clientID: CLIENT.id,
      clientSecret: CLIENT.secret,
      scopes: ["openid"],
      pkce: true,
      endpoint: { authorization: `${env.UPSTREAM}/authorize`, token: `${env.UPSTREAM}/token` },
    }),
  },
  async success(response, { tokenset }) {
    const { payload } = await jwtVerify(tokenset.raw.id_token, keys, { issuer: env.UPSTREAM, audience: CLIENT.id });
    return response.subject("user", { id: payload.sub });
  },
});
