// What is said over the film: a text to be spoken or a recording, its language, and its captions.

import { h, say } from "./dom.js";
import { CAPTIONS, LANGUAGES, narrationRoom } from "./brief.js";
import { dropZone } from "./uploads.js";

/**
 * @param {object} draft as it is now
 * @param {(part: object) => void} change takes up a change of the draft
 * @returns {{element: HTMLElement, busy: () => boolean, showRoom: (seconds: number) => void}}
 */
export function voiceSection(draft, change, fields, signal) {
  const room = h("p", { className: "count", data: { testid: "voice-count" } });
  let seconds = draft.duration_s;
  const showRoom = (now) => {
    seconds = now;
    const most = narrationRoom(seconds);
    const used = [...text.value.trim()].length;
    say(room, Number.isInteger(seconds) ? `${used} of ${most}` : "");
    room.classList.toggle("fault", used > most);
  };
  const text = h("textarea", {
    rows: 3,
    value: draft.voice_over,
    data: { testid: "voice-over" },
    placeholder: "Glide through the morning. Arrive fresh.",
    on: { input: () => (change({ voice_over: text.value }), showRoom(seconds)) },
  });
  const choice = (name, choices, value) => {
    const select = h(
      "select",
      { data: { testid: name }, on: { change: () => change({ [name]: select.value }) } },
      Object.entries(choices).map(([key, label]) =>
        h("option", { value: key, selected: key === value }, label),
      ),
    );
    return select;
  };
  const recording = dropZone("audio", draft.voice, (asset) => change({ voice: asset }), signal);
  fields.own("voice_asset_id", recording.element, recording.fault);
  const element = h(
    "details",
    { open: Boolean(draft.voice_over || draft.voice) },
    h("summary", { data: { testid: "voice" } }, "Voice and captions"),
    fields.field("voice_over", "What is said", text, {
      aside: room,
      hint: "Its sentences are spread over the scenes, and the music goes down under them.",
    }),
    h(
      "div",
      { className: "pair" },
      fields.field("captions", "Captions", choice("captions", CAPTIONS, draft.captions)),
      fields.field("language", "Language", choice("language", LANGUAGES, draft.language)),
    ),
    h("div", { className: "drops" }, recording.element),
  );
  showRoom(seconds);
  return { element, busy: recording.busy, showRoom };
}
