// Up to five colours, each picked or typed.

import { colourOf } from "./brief.js";
import { button, fill, h } from "./dom.js";

const FIRST_CHOICES = ["#ff5a1f", "#0fb5ae", "#3d4eac", "#f2b705", "#14213d"];

/** @param {(colours: string[]) => void} changed gets them as they stand, unfinished ones too */
export function colourList(initial, changed, limit) {
  let colours = [...initial];
  const list = h("ul", { className: "colours" });
  const add = button("Add a colour", { symbol: "plus", testid: "add-colour" }, () => {
    colours.push(FIRST_CHOICES[colours.length]);
    changed([...colours]);
    show();
    list.lastElementChild.querySelector("input[type=text]").focus();
  });

  const row = (index) => {
    const name = `Colour ${index + 1}`;
    const set = (value, other) => {
      colours[index] = value;
      const colour = colourOf(value);
      if (colour) other.value = colour;
      changed(colours.map((each) => colourOf(each) ?? each));
    };
    const picker = h("input", {
      type: "color",
      ariaLabel: `${name}, picker`,
      value: colourOf(colours[index]) ?? "#000000",
      on: { input: () => set(picker.value, hex) },
    });
    const hex = h("input", {
      type: "text",
      ariaLabel: `${name}, hex`,
      value: colours[index],
      maxLength: 7,
      spellcheck: false,
      autocomplete: "off",
      data: { testid: "colour" },
      on: {
        input: () => (
          set(hex.value, picker),
          hex.setAttribute("aria-invalid", String(colourOf(hex.value) === null))
        ),
      },
    });
    const remove = button(
      `Remove ${name.toLowerCase()}`,
      { look: "plain icon-only", symbol: "close" },
      () => {
        colours.splice(index, 1);
        changed([...colours]);
        show();
        add.focus();
      },
    );
    return h("li", {}, picker, hex, remove);
  };

  const show = () => {
    fill(list, ...colours.map((_, index) => row(index)));
    add.hidden = colours.length >= limit;
  };
  show();
  return h("div", { className: "colour-field" }, list, add);
}
