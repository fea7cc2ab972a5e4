// @ts-check
// What peers, upstream and driver have agreed upon.

/** Every peer, as the upstream's client. */
export const CLIENT = { id: "peer", secret: "only-for-the-benchmark-at-the-upstream" };

/** The application whose users log in, at every peer. Its callback is never opened. */
export const APPLICATION = {
  id: "application",
  secret: "only-for-the-benchmark-of-the-application",
  callback: "http://127.0.0.1:3000/callback",
};
