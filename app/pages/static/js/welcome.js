// The first thing a visitor sees: one click, and they're in.

import { signIn } from "./api.js";
import { button, fill, h } from "./dom.js";
import { problemNotice } from "./notices.js";

/** @type {import("./router.js").View} */
export function welcome(root) {
  const trouble = h("div", { className: "trouble" });
  const start = button("Start", { look: "primary big", testid: "sign-in" }, async () => {
    start.disabled = true;
    fill(trouble);
    try {
      await signIn();
    } catch (problem) {
      fill(trouble, problemNotice(problem));
      start.disabled = false;
      start.focus();
    }
  });
  fill(
    root,
    h(
      "section",
      { className: "leader" },
      h("div", { className: "countdown", ariaHidden: "true" }),
      h("h1", {}, "Words in. A film out."),
      h(
        "p",
        {},
        "Write what you want to see. Reelflow plans the scenes, draws every shot, scores it and cuts it together, and you watch it happen.",
      ),
      h("div", {}, start),
      trouble,
      h(
        "p",
        { className: "small" },
        "No account, no e-mail. Your films are kept on this device's session for seven days.",
      ),
    ),
  );
  return "";
}
