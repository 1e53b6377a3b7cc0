// A draft's scenes: approved one by one, and made in full together.

import { get, patch, post } from "./api.js";
import { announce, button, fill, h, say } from "./dom.js";
import { dollars } from "./format.js";
import { go } from "./router.js";

/**
 * @param {{trouble: (problem: Error) => void, signal: AbortSignal}} on
 * @returns {{element: HTMLElement, show: (generation: object) => void}}
 */
export function approval({ trouble, signal }) {
  const list = h("div", { className: "tiles three" });
  const sum = h("p", { className: "soft", data: { testid: "promotion-price" } });
  const promote = button("Make it in full", { look: "primary", testid: "promote" }, () => start());
  const element = h(
    "section",
    {
      className: "approval",
      "aria-labelledby": "approval-heading",
      hidden: true,
      data: { testid: "approval" },
    },
    h(
      "div",
      { className: "section-head" },
      h("h2", { id: "approval-heading" }, "This is a draft"),
      h("p", { className: "soft" }, "Choose the scenes to make in full. Only these are paid; others are left out."),
    ),
    h("fieldset", {}, h("legend", { className: "unseen" }, "Scenes to make in full"), list),
    h("div", { className: "actions" }, promote, sum),
  );
  let path = "";
  let shown = "";

  const show = (generation) => {
    element.hidden = !generation.draft || generation.status !== "completed";
    path = `/generations/${generation.id}`;
    // Another version may have other scenes.
    const face = `${path} ${generation.completed_at}`;
    if (element.hidden || face === shown) return;
    shown = face;
    ask(() => get(`${path}/scenes`, { signal }));
  };

  const ask = async (question) => {
    try {
      tell(await question());
    } catch (problem) {
      if (problem.name === "AbortError") return;
      shown = "";
      trouble(problem);
    }
  };

  const tell = (scenes) => {
    const focused = list.querySelector(":focus")?.value;
    fill(list, ...scenes.items.map(tile));
    if (focused) list.querySelector(`[value="${focused}"]`)?.focus();
    promote.disabled = scenes.approved === 0;
    const count = `${scenes.approved} of ${scenes.items.length} scenes`;
    say(sum, scenes.approved ? `${count}, ${dollars(scenes.cost_usd)}` : "No scene is chosen yet.");
  };

  const tile = (scene) =>
    h(
      "label",
      { className: "tile" },
      h("input", {
        type: "checkbox",
        value: String(scene.number),
        checked: scene.approved === true,
        data: { testid: "approve" },
        on: {
          change: ({ target }) =>
            ask(() => patch(`${path}/scenes/${scene.number}`, { approved: target.checked }, { signal })),
        },
      }),
      h("span", { className: "name" }, `Scene ${scene.number}`),
      h("span", { className: "hint" }, scene.already_made ? "made before" : dollars(scene.cost_usd)),
    );

  const start = async () => {
    promote.disabled = true;
    try {
      const film = await post(`${path}/promote`, {}, { signal });
      announce("The film is ordered in full.");
      go(`/films/${film.id}`);
    } catch (problem) {
      if (problem.name !== "AbortError") trouble(problem);
      promote.disabled = false;
    }
  };
  return { element, show };
}
