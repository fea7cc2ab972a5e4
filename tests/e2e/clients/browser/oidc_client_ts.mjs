// A single-page application on oidc-client-ts. Its settings are given to it once, by `configure`.
import { UserManager, WebStorageStateStore } from "oidc-client-ts";

const SETTINGS = "application-settings";

const app = {
  /** Keeps what differs from test to test. */
  configure: (settings) => window.localStorage.setItem(SETTINGS, JSON.stringify(settings)),

  /** The library, set up the same on every page of the application. */
  get manager() {
    const { origin, localStorage } = window;
    return new UserManager({
      redirect_uri: `${origin}/callback`,
      popup_redirect_uri: `${origin}/popup`,
      silent_redirect_uri: `${origin}/silent`,
      post_logout_redirect_uri: `${origin}/logged-out`,
      scope: "openid",
      loadUserInfo: true,
      userStore: new WebStorageStateStore({ store: localStorage }),
      ...JSON.parse(localStorage.getItem(SETTINGS)),
    });
  },

  /** The claims of the user who is logged in. */
  claims: async () => (await app.manager.getUser())?.profile ?? null,
};
window.app = app;

if (["/popup", "/silent"].includes(window.location.pathname)) app.manager.signinCallback();
