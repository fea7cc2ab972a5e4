// Only in previews: names what the page was not allowed to load, or could not.
const blocked = new Map();
function tell() {
  let list = document.getElementById("preview-report");
  if (!list) {
    const report = document.createElement("section");
    report.setAttribute("role", "status");
    list = document.createElement("ul");
    list.id = "preview-report";
    report.append(list);
    list.style.cssText =
      "position:fixed;inset:auto 0 0 0;z-index:2147483647;margin:0;padding:.5rem 2rem;max-height:40vh;overflow:auto;background:#a3160f;color:#fff;font:14px/1.5 monospace";
    (document.body ?? document.documentElement).append(report);
  }
  list.replaceChildren(
    ...[...blocked].map(([what, why]) => Object.assign(document.createElement("li"), { textContent: `${why}: ${what}` })),
  );
}
function note(what, why) {
  if (!blocked.has(what)) blocked.set(what, why);
  if (document.readyState !== "loading") tell();
}
document.addEventListener("securitypolicyviolation", (event) => note(event.blockedURI || "inline", `blocked (${event.effectiveDirective})`));
addEventListener("error", ({ target }) => { if (target !== window) note(target.currentSrc || target.src || target.href, "not loaded"); }, true);
addEventListener("DOMContentLoaded", () => blocked.size && tell());
