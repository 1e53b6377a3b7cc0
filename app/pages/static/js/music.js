// What is heard under a cut: the score written for it, a track of one's own, or nothing.

import { h } from "./dom.js";
import { dropZone, takeFilesAnywhere } from "./uploads.js";

const KINDS = [
  ["score", "Score", "Written for the film, as long as the cut"],
  ["upload", "A track", "Your own, looped or faded out"],
  ["none", "Silence", "No sound at all"],
];

/**
 * @param {{kind: string, asset_id: string | null}} original the music of the version that is edited
 * @param {{kind: string, asset_id: string | null}} initial
 * @param {(music: object) => void} changed
 */
export function musicChoice(original, initial, changed, signal) {
  const known = (music) => (music.kind === "upload" ? music.asset_id : null);
  let asset = known(initial) ?? known(original);
  const zone = dropZone(
    "music",
    null,
    (given) => {
      asset = given?.id ?? known(original);
      choose(asset ? "upload" : "score");
    },
    signal,
  );
  takeFilesAnywhere([zone], signal);
  const kept = h("p", { className: "hint" }, "The track of this version is kept unless you give another.");

  const radios = Object.fromEntries(
    KINDS.map(([kind]) => [
      kind,
      h("input", {
        type: "radio",
        name: "music",
        value: kind,
        data: { testid: `music-${kind}` },
        on: { change: () => choose(kind) },
      }),
    ]),
  );
  const choose = (kind) => {
    radios[kind].checked = true;
    zone.element.hidden = kind !== "upload";
    kept.hidden = kind !== "upload" || !known(original) || asset !== known(original);
    if (kind !== "upload") changed({ kind, asset_id: null });
    else if (asset) changed({ kind, asset_id: asset });
  };
  const show = ({ kind }) => {
    radios[kind].checked = true;
    zone.element.hidden = kind !== "upload";
    kept.hidden = kind !== "upload" || !known(original);
  };
  show(initial);

  const element = h(
    "fieldset",
    {},
    h("legend", { className: "unseen" }, "Music"),
    h("h2", { ariaHidden: "true" }, "Music"),
    h(
      "div",
      { className: "tiles" },
      KINDS.map(([kind, name, hint]) =>
        h(
          "label",
          { className: "tile" },
          radios[kind],
          h("span", { className: "name" }, name),
          h("span", { className: "hint" }, hint),
        ),
      ),
    ),
    kept,
    zone.element,
  );
  return {
    element,
    reset: () => {
      asset = known(original);
      show(original);
    },
  };
}
