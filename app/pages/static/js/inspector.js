// The chosen scene of a cut: where it begins in its clip, how long it is, how it begins, and its words.

import {
  change,
  latestStart,
  LIMITS,
  roomOf,
  setTransition,
  shortestOf,
  TRANSITIONS,
  trimLength,
  trimStart,
} from "./cutlist.js";
import { h, say } from "./dom.js";
import { clock } from "./format.js";

const TENTH = 3; // frames
const WORDS = [
  ["title", "Title"],
  ["caption", "Caption"],
  ["cta", "Call to action"],
];

/**
 * @param {Map<number, object>} clips by number
 * @param {(number: number) => number} holds how many frames a clip has
 * @param {(cut: object) => void} changed
 */
export function sceneInspector(clips, holds, changed) {
  let cut = null;
  let at = 0;
  const scene = () => cut.scenes[at];

  const heading = h("h2", { id: "inspector-heading" });
  const description = h("p", { className: "soft small" });

  const trim = (label, id, set) => {
    const slider = h("input", {
      type: "range",
      id,
      step: TENTH,
      data: { testid: id },
      on: { input: () => changed(set(cut, at, slider.valueAsNumber, holds)) },
    });
    const value = h("output", { htmlFor: id });
    return {
      slider,
      value,
      element: h(
        "div",
        { className: "field" },
        h("label", { htmlFor: id }, label),
        h("div", { className: "trim" }, slider, value),
      ),
    };
  };
  const start = trim("Begins in its clip at", "trim-start", trimStart);
  const long = trim("Lasts", "trim-length", trimLength);

  const transition = h(
    "select",
    {
      id: "transition",
      data: { testid: "transition" },
      on: { change: () => changed(setTransition(cut, at, transition.value, holds)) },
    },
    Object.entries(TRANSITIONS).map(([value, name]) => h("option", { value }, name)),
  );
  const first = h("p", { className: "hint" });

  const words = WORDS.map(([name, label]) => {
    const input = h("input", {
      type: "text",
      id: `scene-${name}`,
      maxLength: LIMITS[name],
      autocomplete: "off",
      data: { testid: `scene-${name}` },
      on: {
        input: () => changed(change(cut, at, { [name]: input.value.trim() ? input.value : null }, holds)),
      },
    });
    return {
      name,
      input,
      element: h("div", { className: "field" }, h("label", { htmlFor: input.id }, label), input),
    };
  });

  const element = h(
    "section",
    { "aria-labelledby": heading.id },
    h("div", {}, heading, description),
    start.element,
    long.element,
    h(
      "div",
      { className: "field" },
      h("label", { htmlFor: transition.id }, "Comes in by"),
      transition,
      first,
    ),
    ...words.map((word) => word.element),
  );

  const setSlider = ({ slider, value }, min, max, frames) => {
    Object.assign(slider, { min, max });
    // While it's being dragged it knows better than its steps.
    if (document.activeElement !== slider) slider.value = frames;
    slider.disabled = max <= min;
    slider.setAttribute("aria-valuetext", `${(frames / 30).toFixed(1)} seconds`);
    say(value, clock(frames));
  };

  const show = (next, index) => {
    cut = next;
    at = index;
    const { number, skip, frames } = scene();
    const shortest = shortestOf(scene());
    say(heading, `Scene ${index + 1} of ${cut.scenes.length}`);
    say(description, clips.get(number).description);
    setSlider(start, 0, latestStart(cut, index, holds), skip);
    setSlider(long, shortest, Math.max(shortest, roomOf(cut, index, holds)), frames);
    transition.value = scene().transition;
    transition.disabled = index === 0;
    say(first, index === 0 ? "The first scene has nothing to come from." : "");
    for (const { name, input } of words) {
      const text = scene()[name] ?? "";
      if (input.value.trim() !== text.trim() || document.activeElement !== input) input.value = text;
    }
  };
  return { element, show };
}
