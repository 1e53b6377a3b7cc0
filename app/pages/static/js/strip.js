// The scenes of a film on a strip: they develop as they are made, and can be made again.

import { button, fill, h, openDialog, say } from "./dom.js";
import { clock } from "./format.js";
import { hasEnded } from "./live.js";

const STATES = {
  pending: "waiting",
  generating: "being shot",
  completed: "",
  failed: "failed",
  cancelled: "not made",
};

/**
 * @param {(number: number, change: {description?: string}) => void} remake
 * @returns {{element: HTMLElement, show: (making: object) => void}}
 */
export function sceneStrip(remake) {
  const list = h("ol", { className: "frames" });
  const element = h(
    "section",
    { className: "scenes", "aria-labelledby": "scenes-heading", data: { testid: "scenes" } },
    h("div", { className: "section-head" }, h("h2", { id: "scenes-heading" }, "Scenes")),
    h("div", { className: "strip" }, list),
  );
  /** @type {Map<number, ReturnType<typeof card>>} */
  const cards = new Map();

  const show = ({ generation, clips, takes }) => {
    list.dataset.aspect = generation.aspect;
    const scenes = generation.clips.length ? generation.clips : unplanned(generation);
    for (const number of cards.keys()) if (!scenes.some((scene) => scene.number === number)) drop(number);
    for (const scene of scenes) {
      if (!cards.has(scene.number)) {
        const made = card(scene.number, remake);
        cards.set(scene.number, made);
        list.append(made.element);
      }
      const percent = clips[scene.number] ?? 0;
      const status = statusOf(scene, percent, generation);
      const again = generation.status === "completed" && status === "completed";
      cards.get(scene.number).show({ ...scene, status, take: takes[scene.number] ?? 0 }, percent, again);
    }
  };
  const drop = (number) => {
    cards.get(number).element.remove();
    cards.delete(number);
  };
  return { element, show };
}

const unplanned = (generation) =>
  Array.from({ length: generation.clip_count }, (_, index) => ({
    number: index + 1,
    status: "pending",
    description: "",
  }));

/** That a scene is begun isn't told, only how far it is; and what waits for a film that ended waits in vain. */
function statusOf({ status }, percent, generation) {
  if (status !== "pending") return status;
  if (hasEnded(generation)) return "cancelled";
  return generation.status === "generating" && percent > 0 ? "generating" : "pending";
}

function card(number, remake) {
  const state = h("span", { className: "state" });
  const picture = h("div", { className: "picture" });
  const part = h("span");
  const ring = h(
    "div",
    {
      className: "ring",
      role: "progressbar",
      ariaLabel: `Scene ${number}`,
      ariaValueMin: "0",
      ariaValueMax: "100",
    },
    part,
  );
  const description = h("p", { className: "description" });
  const foot = h("div");
  const element = h(
    "li",
    { className: "frame", data: { testid: "clip", number } },
    picture,
    h(
      "p",
      { className: "edge-print" },
      h(
        "span",
        { className: "number" },
        h("span", { className: "unseen" }, "Scene "),
        String(number).padStart(2, "0"),
      ),
      state,
    ),
    description,
    foot,
  );
  let source = null;
  let offered = false;

  const show = (scene, percent, again) => {
    element.dataset.status = scene.status;
    say(
      description,
      scene.error_message && scene.status === "failed" ? scene.error_message : scene.description,
    );
    const done = scene.status === "completed";
    say(state, done ? clock(scene.frames) : STATES[scene.status]);
    // A link is signed anew now and then, and the picture behind it is the same; another take lies where the
    // one before it lay.
    const picked = done && scene.thumbnail_url ? `${scene.thumbnail_url.split("?")[0]} ${scene.take}` : "";
    if (picked && picked !== source) {
      const image = h("img", {
        className: source === null && element.dataset.seen ? "new" : "",
        src: scene.thumbnail_url,
        alt: `Scene ${number}`,
      });
      fill(picture, image);
    } else if (!picked) fill(picture, scene.status === "generating" ? ring : null);
    source = picked || null;
    element.dataset.seen = "true";
    ring.style.setProperty("--part", `${percent}%`);
    ring.ariaValueNow = String(percent);
    say(part, percent ? `${percent}%` : "");
    if (offered !== again)
      fill(
        foot,
        again
          ? button("Shoot again", { look: "plain", symbol: "again", testid: "remake" }, () =>
              askAgain(scene, remake),
            )
          : null,
      );
    offered = again;
  };
  return { element, show };
}

function askAgain(scene, remake) {
  const words = h("textarea", {
    rows: 4,
    value: scene.description,
    maxLength: 4000,
    id: "remake-words",
    data: { testid: "remake-words" },
  });
  const form = h(
    "form",
    {
      method: "dialog",
      on: {
        submit: () => {
          const description = words.value.trim();
          remake(scene.number, description && description !== scene.description ? { description } : {});
        },
      },
    },
    h(
      "div",
      { className: "field" },
      h("label", { htmlFor: words.id }, "What it shows"),
      words,
      h(
        "p",
        { className: "hint" },
        "Leave the words as they are for another take of the same. The film is then cut anew, as a new version.",
      ),
    ),
    h(
      "div",
      { className: "actions" },
      button("Keep it", {}, () => dialog.close()),
      h("button", { className: "button primary", data: { testid: "remake-confirm" } }, "Shoot again"),
    ),
  );
  const dialog = openDialog(`Shoot scene ${scene.number} again`, { testid: "remake-dialog" }, form);
  words.focus();
}
