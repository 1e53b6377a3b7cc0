// Telling what went wrong: what happened, why, what to do, and a way to do it.

import { button, h, say } from "./dom.js";

const WHAT = {
  0: "No connection",
  401: "The session is over",
  402: "Too dear",
  404: "Not found",
  409: "Not now",
  413: "Too large",
  415: "The wrong kind of file",
  422: "Something needs correcting",
  429: "A little too fast",
  503: "Not available just now",
  507: "No room left",
};

/** A problem in words. */
export const what = (problem) =>
  WHAT[problem.status] ?? (problem.status >= 500 ? "Something broke on our side" : "It didn't work");

/**
 * A problem as a notice to be put where it belongs.
 * @param {import("./api.js").Problem} problem
 * @param {() => void} [again] what "Try again" does; without it there is no such button
 */
export function problemNotice(problem, again) {
  if (!("status" in problem)) throw problem;
  const retry = again ? button("Try again", { testid: "try-again" }, again) : null;
  const box = notice(what(problem), [problem.detail, problem.remedy].join(" "), {
    bad: true,
    actions: retry ? [retry] : [],
  });
  box.setAttribute("role", "alert");
  if (retry && problem.retryAfter) countDown(retry, problem.retryAfter);
  return box;
}

/** A notice of any kind. */
export function notice(title, text, { bad = false, actions = [], testid = "notice" } = {}) {
  return h(
    "div",
    { className: bad ? "notice bad" : "notice", data: { testid } },
    h("div", {}, h("p", { className: "what" }, title), h("p", { className: "soft" }, text)),
    actions.length ? h("div", { className: "actions" }, actions) : null,
  );
}

/** Puts a notice at the top of the page, until it's dismissed. One of a kind is enough. */
export function tell(title, text, { bad = false, kind = title } = {}) {
  const region = document.getElementById("notices");
  hush(kind);
  const box = notice(title, text, {
    bad,
    actions: [button("Dismiss", { look: "plain icon-only dismiss", symbol: "close" }, () => box.remove())],
  });
  box.dataset.kind = kind;
  box.setAttribute("role", "status");
  region.append(box);
}

/** Takes back what was told. */
export function hush(kind) {
  for (const box of document.querySelectorAll("#notices > .notice"))
    if (box.dataset.kind === kind) box.remove();
}

function countDown(retry, seconds) {
  const until = Date.now() + seconds * 1000;
  retry.disabled = true;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    say(retry, left > 0 ? `Try again in ${left} s` : "Try again");
    retry.disabled = left > 0;
    if (left > 0) setTimeout(tick, 500);
  };
  tick();
}
