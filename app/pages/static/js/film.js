// One film: followed while it's made, shown once it is there.

import { get, post } from "./api.js";
import { approval } from "./approval.js";
import { fill, h, say } from "./dom.js";
import { KINDS, nameOf } from "./format.js";
import { follow, hasEnded } from "./live.js";
import { progressPanel } from "./making.js";
import { problemNotice } from "./notices.js";
import { screening } from "./player.js";
import { after, begin } from "./progress.js";
import { setTitle } from "./router.js";
import { sceneStrip } from "./strip.js";

// What the next message of its kind puts right.
const PASSING = new Set(["progress", "encoding_progress"]);

/** @type {import("./router.js").View} */
export function film(root, { params: [id], signal }) {
  const path = `/generations/${id}`;
  const name = h("h1", {}, "A film");
  const facts = h("p", { className: "soft" });
  const prompt = h("p", { className: "prompt", data: { testid: "film-prompt" } });
  const trouble = h("div", { className: "trouble" });
  const panel = progressPanel({
    cancel: () => change(`${path}/cancel`),
    retry: () => change(`${path}/retry`),
  });
  const player = screening({ trouble: complain });
  const strip = sceneStrip((number, words) => change(`${path}/clips/${number}/regenerate`, words));
  const scenes = approval({ trouble: complain, signal });
  const page = h(
    "article",
    { className: "film-page", data: { testid: "film" } },
    h("header", { className: "film-head" }, name, facts, prompt),
    trouble,
    panel.element,
    player.element,
    scenes.element,
    strip.element,
    player.sheet,
  );
  let making = null;
  let following = new AbortController();
  signal.addEventListener("abort", () => following.abort());

  function show(next) {
    const { generation } = (making = next);
    page.dataset.status = generation.status;
    say(name, nameOf(generation));
    const kind = `${KINDS[generation.job_type]}${generation.draft ? ", draft" : ""}`;
    const shapes = [generation.aspect, ...generation.also].join(", ");
    say(facts, `${kind}, ${generation.duration_s} s, ${shapes}`);
    say(prompt, generation.prompt);
    panel.show(making);
    player.show(generation);
    scenes.show(generation);
    strip.show(making);
    setTitle(hasEnded(generation) ? nameOf(generation) : `${generation.progress} % ${nameOf(generation)}`);
  }

  function receive(message) {
    const { stale, ...next } = after(making, message);
    show(next);
    if (stale) reload();
    else if (reloading && !PASSING.has(message.type)) overtaken = true;
  }

  function watch(generation) {
    following.abort();
    following = new AbortController();
    if (hasEnded(generation)) return;
    panel.connection("connecting");
    follow(id, { message: receive, connection: panel.connection, gone }, following.signal);
  }

  async function load() {
    try {
      const generation = await get(path, { signal });
      if (!page.isConnected) fill(root, page);
      show(begin(generation));
      watch(generation);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      if (problem.status === 404 || problem.status === 422) gone();
      else fill(root, h("h1", { className: "unseen" }, "A film"), problemNotice(problem, load));
    }
  }

  /** Asks for the whole; once more where a message came meanwhile, for the answer may be older. */
  let reloading = null;
  let overtaken = false;
  function reload() {
    if (reloading) {
      overtaken = true;
      return;
    }
    overtaken = false;
    reloading = get(path, { signal })
      .then((generation) => show({ ...making, generation }))
      .catch((problem) => problem.name !== "AbortError" && complain(problem))
      .finally(() => {
        reloading = null;
        if (overtaken && !signal.aborted) reload();
      });
  }

  async function change(address, body) {
    panel.busy(true);
    fill(trouble);
    try {
      const generation = await post(address, body, { signal });
      show(begin(generation));
      watch(generation);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      complain(problem);
      // What was asked may not be possible because things have moved on: show how they are.
      if (problem.status === 409) reload();
      else show(making);
    }
  }

  function complain(problem) {
    fill(trouble, problemNotice(problem));
  }

  function gone() {
    fill(
      root,
      h(
        "section",
        { className: "nothing", data: { testid: "gone" } },
        h("h1", {}, "This film isn’t here"),
        h(
          "p",
          {},
          "It belongs to another session, or it was cleaned up. Films can be seen by the session that ordered them, for as long as that lasts.",
        ),
        h("a", { className: "button", href: "#/films" }, "See your films"),
      ),
    );
  }

  fill(root, h("h1", { className: "unseen" }, "A film"), h("p", { className: "soft" }, "Fetching the film…"));
  load();
  return "A film";
}
