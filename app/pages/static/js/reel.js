// The scenes of a cut in film order: chosen by click or keyboard, moved by drag.

import { fill, h } from "./dom.js";
import { clock } from "./format.js";

/**
 * @param {Map<number, object>} clips by number
 * @param {{select: (index: number) => void, move: (from: number, to: number) => void}} on
 */
export function reel(clips, on) {
  const list = h("ol");
  const element = h("div", { className: "reel", role: "group", ariaLabel: "Scenes in film order" }, list);
  let dragged = null;

  const show = (cut, at) => {
    const focused = list.contains(document.activeElement);
    fill(list, ...cut.scenes.map((scene, index) => item(scene, index, index === at)));
    if (focused) list.children[at].firstElementChild.focus();
    list.children[at].scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const item = (scene, index, chosen) => {
    const clip = clips.get(scene.number);
    const words = [scene.title, scene.caption, scene.cta].filter(Boolean).join(" · ");
    const face = h(
      "button",
      {
        type: "button",
        ariaPressed: String(chosen),
        draggable: true,
        data: { testid: "scene" },
        on: { click: () => on.select(index) },
      },
      h(
        "span",
        { className: "picture" },
        clip?.thumbnail_url ? h("img", { src: clip.thumbnail_url, alt: "", draggable: false }) : null,
      ),
      h(
        "span",
        { className: "edge-print" },
        h(
          "span",
          {},
          h("span", { className: "unseen" }, `Scene ${index + 1}, shot `),
          String(scene.number).padStart(2, "0"),
        ),
        h("span", {}, clock(scene.frames)),
      ),
      h("span", { className: "words" }, words),
    );
    const element = h("li", { className: "scene" }, face);
    const unmark = () => element.classList.remove("before", "after");
    element.addEventListener("dragstart", (event) => {
      dragged = index;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", String(index));
      element.classList.add("dragged");
    });
    element.addEventListener("dragend", () => {
      dragged = null;
      element.classList.remove("dragged");
    });
    element.addEventListener("dragover", (event) => {
      if (dragged === null || dragged === index) return;
      event.preventDefault();
      element.classList.add(dragged < index ? "after" : "before");
    });
    element.addEventListener("dragleave", unmark);
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      unmark();
      if (dragged !== null && dragged !== index) on.move(dragged, index);
    });
    return element;
  };

  return {
    element,
    show,
    focus: (index) => list.children[index].firstElementChild.focus(),
    markWrong: (indices) => indices.forEach((index) => list.children[index]?.classList.add("bad")),
  };
}
