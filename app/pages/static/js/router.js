// Which view is shown is in the address behind `#`: reload and the back button just work.

import { announce, fill, h } from "./dom.js";

/**
 * @typedef {(root: HTMLElement, context: {params: string[], signal: AbortSignal}) => string} View
 *   Fills the root and returns its title. The signal is aborted once another view is shown.
 */

const quiet = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {[RegExp, View][]} routes */
export function startRouter(routes, otherwise) {
  const main = document.getElementById("main");
  let leave = new AbortController();

  const show = (first) => {
    leave.abort();
    leave = new AbortController();
    const path = location.hash.slice(1) || "/";
    const [view, params] = find(path);
    const root = h("div", { className: "view" });
    const title = view(root, { params, signal: leave.signal });
    const swap = () => {
      fill(main, root);
      setTitle(title);
      mark(path);
      if (first) return;
      scrollTo(0, 0);
      focusHeading(root, title);
    };
    if (first || quiet.matches || !document.startViewTransition || document.hidden) swap();
    else document.startViewTransition(swap).finished.catch(() => {}); // Skipped when the next one begins.
  };

  const find = (path) => {
    for (const [pattern, view] of routes) {
      const found = pattern.exec(path);
      if (found) return [view, found.slice(1)];
    }
    return [otherwise, []];
  };

  addEventListener("hashchange", () => show(false));
  show(true);
  return { refresh: () => show(false) };
}

export const go = (path) => (location.hash = path);

export function setTitle(title) {
  document.title = title ? `${title} · Reelflow` : "Reelflow";
}

function focusHeading(root, title) {
  const heading = root.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  } else announce(title);
}

function mark(path) {
  for (const link of document.querySelectorAll(".masthead nav a")) {
    const to = link.hash.slice(1);
    if (to === path || (to !== "/" && path.startsWith(to))) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
