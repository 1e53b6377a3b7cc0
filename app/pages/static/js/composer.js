// Describing a film and ordering it.

import { postOnce } from "./api.js";
import {
  ASPECTS,
  COLOUR_LIMIT,
  CTA_LIMIT,
  EXAMPLES,
  PROMPT_LIMIT,
  SEED_LIMIT,
  TYPES,
  emptyDraft,
  faultsOf,
  keepDraft,
  loadDraft,
  orderOf,
  refusalsOf,
} from "./brief.js";
import { colourList } from "./colours.js";
import { announce, button, fill, h, say } from "./dom.js";
import { slate } from "./estimate.js";
import { formFields } from "./fields.js";
import { problemNotice } from "./notices.js";
import { go } from "./router.js";
import { dropZone, takeFilesAnywhere } from "./uploads.js";
import { viewfinder } from "./viewfinder.js";
import { voiceSection } from "./voice.js";

const MAC = /mac|iphone|ipad/i.test(navigator.platform);

/** @type {import("./router.js").View} */
export function compose(root, { signal: left }) {
  const life = new AbortController();
  const { signal } = life;
  left.addEventListener("abort", () => life.abort(), { signal });
  let draft = loadDraft();
  const finder = viewfinder();
  const estimate = slate(signal);
  const fields = formFields();
  const { field, group } = fields;

  /** A change to the order: another order is another film, so it gets another key. */
  const change = (part) => {
    draft = { ...draft, ...part, key: crypto.randomUUID() };
    keepDraft(draft);
    fields.clear(Object.keys(part));
    finder.show(draft);
    estimate.show(draft);
  };

  // The prompt
  const count = h("span", { className: "hint count", data: { testid: "prompt-count" } });
  const counted = () => {
    const used = [...prompt.value].length;
    say(count, `${used} of ${PROMPT_LIMIT}`);
    count.classList.toggle("fault", used > PROMPT_LIMIT);
  };
  const prompt = h("textarea", {
    className: "script",
    rows: 5,
    value: draft.prompt,
    required: true,
    data: { testid: "prompt" },
    placeholder: "A red kettle on a blue stove, steam against the window, someone comes home…",
    on: { input: () => (change({ prompt: prompt.value }), counted()) },
  });
  counted();

  const examples = h(
    "div",
    { className: "examples" },
    h("p", { className: "hint", id: "examples-label" }, "Or begin with one of these:"),
    h(
      "ul",
      { "aria-labelledby": "examples-label" },
      EXAMPLES.map((example) =>
        h(
          "li",
          {},
          button(example.name, { testid: "example" }, () => begin(example)),
        ),
      ),
    ),
  );

  // Type and duration
  const radio = (name, value, checked, changed, ...face) =>
    h(
      "label",
      { className: "tile" },
      h("input", { type: "radio", name, value, checked, on: { change: () => changed(value) } }),
      ...face,
    );
  const types = h(
    "div",
    { className: "tiles two" },
    Object.entries(TYPES).map(([value, { name, seconds, usualClips }]) =>
      radio(
        "job_type",
        value,
        draft.job_type === value,
        setType,
        h("span", { className: "name" }, name),
        h("span", { className: "hint" }, `${seconds[0]}–${seconds[1]} s, usually ${usualClips} scenes`),
      ),
    ),
  );
  const slider = h("input", {
    type: "range",
    step: 1,
    ariaLabel: "Duration",
    data: { testid: "duration-slider" },
    on: { input: () => setDuration(slider.valueAsNumber, seconds) },
  });
  const seconds = h("input", {
    type: "number",
    step: 1,
    inputMode: "numeric",
    data: { testid: "duration" },
    on: { input: () => setDuration(seconds.valueAsNumber, slider) },
  });
  const ends = h("p", { className: "hint" });

  function setDuration(value, other) {
    other.value = Number.isNaN(value) ? "" : value;
    change({ duration_s: value });
    voice.showRoom(value);
  }
  function setType(value) {
    const [low, high] = TYPES[value].seconds;
    const fits = draft.duration_s >= low && draft.duration_s <= high;
    change({ job_type: value, duration_s: fits ? draft.duration_s : TYPES[value].usual, clip_count: "" });
    showType();
  }
  function showType() {
    const {
      seconds: [low, high],
      clips,
      usualClips,
    } = TYPES[draft.job_type];
    for (const control of [slider, seconds])
      Object.assign(control, { min: low, max: high, value: draft.duration_s });
    slider.setAttribute("aria-valuetext", `${draft.duration_s} seconds`);
    Object.assign(sceneCount, {
      min: clips[0],
      max: clips[1],
      placeholder: String(usualClips),
      value: draft.clip_count,
    });
    voice.showRoom(draft.duration_s);
    say(ends, `${low} to ${high} seconds`);
  }

  // Shape
  const aspects = h(
    "div",
    { className: "tiles three" },
    Object.entries(ASPECTS).map(([value, { name, use }]) =>
      radio(
        "aspect",
        value,
        draft.aspect === value,
        (aspect) => (change({ aspect }), showAlso()),
        h("span", { className: "shape", ariaHidden: "true", data: { aspect: value } }),
        h("span", { className: "name" }, name, h("span", { className: "unseen" }, ` ${value}`)),
        h("span", { className: "hint" }, use),
      ),
    ),
  );

  const tick = (label, hint, testid, properties, changed) =>
    h(
      "label",
      { className: "tile" },
      h("input", { type: "checkbox", data: { testid }, on: { change: changed }, ...properties }),
      h("span", { className: "name" }, label),
      h("span", { className: "hint" }, hint),
    );
  const also = h("div", { className: "tiles two" });
  function showAlso() {
    const others = Object.entries(ASPECTS).filter(([aspect]) => aspect !== draft.aspect);
    fill(
      also,
      ...others.map(([aspect, { name }]) =>
        tick(name, "Cropped around the subject", "also", { value: aspect, checked: draft.also.includes(aspect) }, () =>
          change({ also: [...also.querySelectorAll(":checked")].map((box) => box.value) }),
        ),
      ),
    );
  }
  showAlso();
  const draftFirst = tick(
    "Draft first",
    "Small, quick and cheap. Choose its scenes then, and only those are made in full.",
    "draft",
    { checked: draft.draft },
    ({ target }) => change({ draft: target.checked }),
  );

  // Brand
  const colours = colourList(draft.brand_colors, (brand_colors) => change({ brand_colors }), COLOUR_LIMIT);
  const cta = h("input", {
    type: "text",
    value: draft.cta,
    maxLength: CTA_LIMIT,
    autocomplete: "off",
    data: { testid: "cta" },
    placeholder: "Book a test ride",
    on: { input: () => change({ cta: cta.value }) },
  });
  const logo = dropZone("logo", draft.logo, (asset) => change({ logo: asset }), signal);
  const music = dropZone("music", draft.music, (asset) => change({ music: asset }), signal);
  takeFilesAnywhere([logo, music], signal);
  fields.own("logo_asset_id", logo.element, logo.fault);
  fields.own("music_asset_id", music.element, music.fault);

  const voice = voiceSection(draft, change, fields, signal);

  // More
  const sceneCount = h("input", {
    type: "number",
    step: 1,
    inputMode: "numeric",
    data: { testid: "clip-count" },
    on: { input: () => change({ clip_count: sceneCount.value }) },
  });
  const seed = h("input", {
    type: "number",
    min: 0,
    max: SEED_LIMIT,
    step: 1,
    inputMode: "numeric",
    value: draft.seed,
    placeholder: "left to chance",
    data: { testid: "seed" },
    on: { input: () => change({ seed: seed.value }) },
  });
  const hls = tick(
    "As a stream, too",
    "HLS beside the MP4, for players that fetch it piece by piece.",
    "hls",
    { checked: draft.hls },
    ({ target }) => change({ hls: target.checked }),
  );
  const more = h(
    "details",
    { open: Boolean(draft.seed || draft.clip_count || draft.hls) },
    h("summary", { data: { testid: "more" } }, "More"),
    h(
      "div",
      { className: "pair" },
      field("clip_count", "Scenes", sceneCount),
      field("seed", "Seed", seed, { hint: "The same words and seed give the same film." }),
    ),
    h("div", { className: "tiles" }, hls),
  );

  // Ordering
  const trouble = h("div", { className: "trouble" });
  const submit = h(
    "button",
    { type: "submit", className: "button primary big", data: { testid: "submit" } },
    "Make the film",
  );
  const order = async (event) => {
    event?.preventDefault();
    if (submit.disabled) return;
    fill(trouble);
    const zones = { logo_asset_id: logo, music_asset_id: music, voice_asset_id: voice };
    const sending = Object.keys(zones).find((name) => zones[name].busy());
    if (sending) return fields.show({ [sending]: "Still being sent: wait a moment." });
    const faults = faultsOf(draft);
    fields.clear();
    if (Object.keys(faults).length) return fields.show(faults);
    submit.disabled = true;
    say(submit, "Ordering…");
    try {
      const ordered = await postOnce("/generations", orderOf(draft), draft.key);
      keepDraft(emptyDraft());
      announce("The film is ordered.");
      if (!signal.aborted) go(`/films/${ordered.id}`);
    } catch (problem) {
      refused(problem);
    } finally {
      submit.disabled = false;
      say(submit, "Make the film");
    }
  };

  function refused(problem) {
    const { faults, elsewhere } = refusalsOf(problem, draft, fields.has);
    if (elsewhere || !Object.keys(faults).length) fill(trouble, problemNotice(problem, order));
    else fields.show(faults);
  }

  function begin(example) {
    keepDraft({ ...draft, ...example, key: crypto.randomUUID() });
    life.abort();
    compose(root, { signal: left });
    root.querySelector("textarea").focus();
  }

  const form = h(
    "form",
    {
      className: "composer",
      noValidate: true,
      on: {
        submit: order,
        keydown: (event) => event.key === "Enter" && (event.metaKey || event.ctrlKey) && order(event),
      },
    },
    h(
      "div",
      { className: "writing" },
      h("h1", {}, "What’s the film?"),
      field("prompt", "Describe it", prompt, { aside: count }),
      examples,
      group("job_type", "Kind of film", types),
      field("duration_s", "Seconds", h("div", { className: "duration" }, slider, seconds), {
        target: seconds,
        aside: ends,
      }),
      group("aspect", "Shape", aspects),
      group("also", "Also in", also),
      group("brand_colors", "Brand colours", colours),
      field("cta", "Call to action", cta, {
        hint: `The last words on screen, up to ${CTA_LIMIT} characters. Leave it out if there is none.`,
      }),
      h("div", { className: "pair drops" }, logo.element, music.element),
      voice.element,
      more,
      group("draft", "How", h("div", { className: "tiles" }, draftFirst)),
    ),
    h(
      "div",
      { className: "desk" },
      finder.element,
      estimate.element,
      trouble,
      submit,
      h(
        "p",
        { className: "hint soft small keys" },
        "or press ",
        h("kbd", {}, MAC ? "⌘" : "Ctrl"),
        " ",
        h("kbd", {}, "Enter"),
      ),
    ),
  );
  showType();
  finder.show(draft);
  estimate.show(draft);
  fill(root, form);
  return "New film";
}
