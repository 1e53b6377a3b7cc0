// The slate: what the film would take, asked of the server while it's being described.

import { post } from "./api.js";
import { h, say } from "./dom.js";
import { orderOf } from "./brief.js";
import { about, dollars, length } from "./format.js";

const SETTLE_MS = 350;

/** @returns {{element: HTMLElement, show: (draft: object) => void}} */
export function slate(signal) {
  const cell = (name) => {
    const value = h("dd", {}, "–");
    return [h("div", {}, h("dt", {}, name), value), value];
  };
  const [scenesCell, scenes] = cell("Scenes");
  const [lengthCell, runs] = cell("Length");
  const [readyCell, ready] = cell("Ready in");
  const [costCell, cost] = cell("Cost");
  const note = h("p", { className: "small" });
  const element = h(
    "section",
    { className: "slate", "aria-label": "Estimate", data: { testid: "estimate" } },
    h("div", { className: "sticks", ariaHidden: "true" }),
    h("dl", {}, scenesCell, lengthCell, readyCell, costCell),
    note,
  );

  let timer = 0;
  let asked = "";
  let running = new AbortController();
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    running.abort();
  });

  const show = (draft) => {
    // What it takes doesn't depend on the words: an estimate is there before the first one.
    const order = { ...orderOf(draft), prompt: "A film", cta: null, brand_colors: [] };
    const question = JSON.stringify(order);
    if (question === asked) return;
    asked = question;
    clearTimeout(timer);
    running.abort();
    timer = setTimeout(() => ask(order), SETTLE_MS);
  };

  const ask = async (order) => {
    running = new AbortController();
    element.ariaBusy = "true";
    try {
      const estimate = await post("/generations/estimate", order, { signal: running.signal });
      say(scenes, String(estimate.clips));
      say(runs, length(order.duration_s));
      say(ready, about(estimate.queue_seconds + estimate.render_seconds));
      say(cost, dollars(estimate.cost_usd));
      say(note, `${queueOf(estimate)}${pricesOf(estimate)}`);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      asked = "";
      for (const value of [scenes, runs, ready, cost]) say(value, "–");
      say(note, `No estimate: ${problem.detail}`);
    } finally {
      element.ariaBusy = null;
    }
  };
  return { element, show };
}

/** Both prices, where there is one. */
function pricesOf({ draft_cost_usd: draft, full_cost_usd: full }) {
  return full > 0 ? ` As a draft ${dollars(draft)}, in full ${dollars(full)}.` : "";
}

function queueOf({ jobs_ahead: ahead, queue_seconds: wait }) {
  if (ahead === 0 || wait < 1) return "Starts at once.";
  return `${ahead === 1 ? "One film is" : `${ahead} films are`} ahead of it, about ${about(wait)}.`;
}
