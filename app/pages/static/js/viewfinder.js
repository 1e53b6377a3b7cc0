// The shape of the film with its colours, logo and call to action, drawn before anything is made.

import { fill, h, say } from "./dom.js";
import { length } from "./format.js";

/** @returns {{element: HTMLElement, show: (draft: object) => void}} */
export function viewfinder() {
  const bars = h("div", { className: "bars" });
  const logo = h("img", { className: "brand", alt: "", hidden: true });
  const call = h("span", { className: "call", hidden: true });
  const glass = h("div", { className: "glass" }, bars, h("div", { className: "marks" }), logo, call);
  const shape = h("span");
  const time = h("span");
  const element = h(
    "div",
    { className: "viewfinder", ariaHidden: "true" },
    h("div", { className: "well" }, glass),
    h("p", { className: "edge-print" }, shape, time),
  );

  const show = (draft) => {
    glass.dataset.aspect = draft.aspect;
    const colours = draft.brand_colors.filter((colour) => CSS.supports("color", colour));
    fill(bars, ...colours.map((colour) => h("i", { vars: { "--colour": colour } })));
    logo.hidden = !draft.logo;
    if (draft.logo) logo.src = draft.logo.url;
    call.hidden = !draft.cta.trim();
    say(call, draft.cta.trim());
    call.style.setProperty("--colour", colours[0] ?? "#ffd60a");
    say(shape, draft.aspect);
    say(time, length(draft.duration_s || 0));
  };
  return { element, show };
}
