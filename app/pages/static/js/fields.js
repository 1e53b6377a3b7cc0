// The fields of a form, and what is wrong with them: said beside each, and where the eye goes first.

import { announce, h, say, uniqueId } from "./dom.js";

export function formFields() {
  /** @type {Map<string, {target: () => HTMLElement | null, fault: (text: string) => void}>} in reading order */
  const fields = new Map();

  /** A labelled control; `target` is the part of it that takes the focus, where it has several. */
  const field = (name, label, control, { hint, target = control, aside } = {}) => {
    const fault = faultLine(name);
    target.id ||= uniqueId(name);
    const hintLine = hint ? h("p", { className: "hint", id: uniqueId("hint") }, hint) : null;
    target.setAttribute("aria-describedby", [hintLine?.id, fault.id].filter(Boolean).join(" "));
    fields.set(name, {
      target: () => target,
      fault: (text) => {
        say(fault, text);
        if (text) target.setAttribute("aria-invalid", "true");
        else target.removeAttribute("aria-invalid");
      },
    });
    const labels = h("div", { className: "label-row" }, h("label", { htmlFor: target.id }, label), aside);
    return h("div", { className: "field" }, labels, control, hintLine, fault);
  };

  /** Several controls under one legend. */
  const group = (name, legend, ...content) => {
    const fault = faultLine(name);
    const element = h("fieldset", { className: "field" }, h("legend", {}, legend), ...content, fault);
    fields.set(name, {
      target: () => element.querySelector("input, button:not([hidden])"),
      fault: (text) => say(fault, text),
    });
    return element;
  };

  /** A control that says itself what is wrong with it. */
  const own = (name, element, fault) =>
    fields.set(name, { target: () => element.querySelector("input"), fault });

  return {
    field,
    group,
    own,
    has: (name) => fields.has(name),
    clear: (names = [...fields.keys()]) => names.forEach((name) => fields.get(name)?.fault("")),
    /** Says what is wrong, by field, and goes to the first that is. */
    show: (faults) => {
      for (const [name, text] of Object.entries(faults)) fields.get(name).fault(text);
      const first = [...fields.keys()].find((name) => faults[name]);
      const target = fields.get(first).target();
      target.closest("details")?.setAttribute("open", "");
      target.focus();
      announce(Object.values(faults).join(" "));
    },
  };
}

const faultLine = (name) =>
  h("p", { className: "fault", id: uniqueId("fault"), data: { testid: `fault-${name}` } });
