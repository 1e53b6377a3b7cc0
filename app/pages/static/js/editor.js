// The cutting bench: a version's scenes in another order, length and wording become a new version.

import { get, post } from "./api.js";
import { duplicate, framesOf, MOST_SCENES, move, remove } from "./cutlist.js";
import { ASPECTS } from "./brief.js";
import { announce, button, fill, h, say } from "./dom.js";
import { clock } from "./format.js";
import { sceneInspector } from "./inspector.js";
import { musicChoice } from "./music.js";
import { problemNotice } from "./notices.js";
import { reel } from "./reel.js";
import { go, setTitle } from "./router.js";

/** @type {import("./router.js").View} */
export function edit(root, { params: [filmId, id], signal }) {
  const back = h("a", { className: "back", href: `#/films/${filmId}` }, "Back to the film");
  fill(
    root,
    h("h1", { className: "unseen" }, "Edit the cut"),
    h("p", { className: "soft" }, "Fetching the cut…"),
  );
  const load = async () => {
    try {
      const [timeline, generation] = await Promise.all([
        get(`/compositions/${id}/timeline`, { signal }),
        get(`/generations/${filmId}`, { signal }),
      ]);
      setTitle(`Edit ${generation.title ?? "the cut"}`);
      fill(root, bench(timeline, generation, back, signal));
    } catch (problem) {
      if (problem.name !== "AbortError")
        fill(
          root,
          h("h1", {}, "The cut can’t be shown"),
          problemNotice(problem, problem.status === 404 ? undefined : load),
          h("p", {}, back),
        );
    }
  };
  load();
  return "Edit the cut";
}

function bench(timeline, generation, back, signal) {
  const draftKey = `reelflow.cut.${timeline.composition_id}`;
  const original = timeline.cut_list;
  const clips = new Map(timeline.clips.map((clip) => [clip.number, clip]));
  const holds = (number) => clips.get(number).frames;
  const total = h("p", { className: "total", data: { testid: "total-length" } });
  const was = h("p", { className: "soft small" });
  const ruler = h("div", { className: "ruler", ariaHidden: "true" });
  const trouble = h("div", { className: "trouble" });
  let cut = draft() ?? original;
  let at = 0;

  const film = reel(clips, {
    select: (index) => show(cut, index),
    move: (from, to) => show(move(cut, from, to, holds), to),
  });
  const inspector = sceneInspector(clips, holds, (next) => show(next, at));
  const music = musicChoice(
    original.music,
    cut.music,
    (chosen) => show({ ...cut, music: chosen }, at),
    signal,
  );

  const shapes = h("fieldset", { className: "field" });
  const showShapes = () =>
    fill(
      shapes,
      h("legend", {}, "Also in"),
      h(
        "div",
        { className: "tiles two" },
        Object.entries(ASPECTS)
          .filter(([aspect]) => aspect !== generation.aspect)
          .map(([aspect, { name, use }]) =>
            h(
              "label",
              { className: "tile" },
              h("input", {
                type: "checkbox",
                value: aspect,
                checked: cut.also.includes(aspect),
                data: { testid: "cut-also" },
                on: {
                  change: () =>
                    show({ ...cut, also: [...shapes.querySelectorAll(":checked")].map((box) => box.value) }, at),
                },
              }),
              h("span", { className: "name" }, name),
              h("span", { className: "hint" }, use),
            ),
          ),
      ),
    );
  showShapes();

  const moves = {
    earlier: button("Earlier", { symbol: "left", testid: "earlier" }, () => moved(-1)),
    later: button("Later", { symbol: "right", testid: "later" }, () => moved(1)),
    twice: button("Duplicate", { symbol: "copy", testid: "duplicate" }, () => {
      show(duplicate(cut, at, holds), at + 1);
      announce(`Duplicated: it is scene ${at + 1} of ${cut.scenes.length} now.`);
    }),
    out: button("Remove", { look: "warn", symbol: "close", testid: "remove" }, () => {
      const gone = at;
      show(remove(cut, at, holds), Math.min(at, cut.scenes.length - 2));
      announce(`Scene ${gone + 1} is out. ${cut.scenes.length} are left.`);
      film.focus(at);
    }),
  };
  const moved = (by) => {
    show(move(cut, at, at + by, holds), at + by);
    announce(`Now scene ${at + 1} of ${cut.scenes.length}.`);
  };

  const save = button("Make this version", { look: "primary", testid: "save-cut" }, async () => {
    save.disabled = true;
    fill(trouble);
    try {
      await post(`/compositions/${timeline.composition_id}/edit`, cut);
      sessionStorage.removeItem(draftKey);
      announce("The new version is on its way.");
      go(`/films/${timeline.generation_id}`);
    } catch (problem) {
      fill(trouble, problemNotice(problem));
      const wrong = (problem.errors ?? [])
        .map((error) => /^\/scenes\/(\d+)/.exec(error.pointer)?.[1])
        .filter(Boolean)
        .map(Number);
      show(cut, wrong[0] ?? at);
      film.markWrong(wrong);
    }
  });
  const reset = button("Start over", { look: "plain", testid: "reset-cut" }, () => {
    music.reset();
    cut = original;
    showShapes();
    show(original, 0);
    announce("As it was.");
  });

  function show(next, index) {
    cut = next;
    at = index;
    const changed = JSON.stringify(cut) !== JSON.stringify(original);
    say(total, clock(framesOf(cut)));
    say(was, changed ? `It was ${clock(framesOf(original))}.` : "");
    fill(
      ruler,
      ...cut.scenes.map((scene, position) =>
        h("i", { className: position === at ? "on" : "", vars: { "--frames": String(scene.frames) } }),
      ),
    );
    film.show(cut, at);
    inspector.show(cut, at);
    // A button that goes dead under the finger would throw the focus away.
    for (const [control, dead] of [
      [moves.earlier, at === 0],
      [moves.later, at === cut.scenes.length - 1],
      [moves.twice, cut.scenes.length >= MOST_SCENES],
      [moves.out, cut.scenes.length === 1],
    ])
      disable(control, dead);
    save.disabled = reset.disabled = !changed;
    keep(changed);
  }

  function keep(changed) {
    if (changed) sessionStorage.setItem(draftKey, JSON.stringify(cut));
    else sessionStorage.removeItem(draftKey);
  }
  function draft() {
    const kept = sessionStorage.getItem(draftKey);
    return kept && JSON.parse(kept);
  }

  show(cut, 0);
  return h(
    "article",
    { className: "bench", data: { testid: "editor" } },
    h(
      "header",
      { className: "bench-head" },
      h(
        "div",
        {},
        back,
        h("h1", {}, "Edit the cut"),
        h(
          "p",
          { className: "soft" },
          `${generation.title ?? generation.prompt.slice(0, 60)}, version ${timeline.version}. It stays; what you make here becomes a new one.`,
        ),
      ),
      h("div", {}, total, was),
    ),
    h("div", { className: "strip", data: { aspect: generation.aspect } }, film.element),
    ruler,
    h("div", { className: "moves", role: "group", ariaLabel: "The chosen scene" }, Object.values(moves)),
    h("div", { className: "inspector" }, inspector.element, music.element),
    shapes,
    trouble,
    h("div", { className: "save" }, reset, save),
  );
}

function disable(control, dead) {
  if (dead && document.activeElement === control) {
    const other = [...control.parentElement.querySelectorAll("button:not(:disabled)")].find(
      (each) => each !== control,
    );
    control.disabled = true;
    other?.focus();
  } else control.disabled = dead;
}
