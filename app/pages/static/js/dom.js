// Building the page. Text always goes in as text: nothing that a user wrote is ever parsed.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. Properties that the element has are set as such, the rest as attributes; `on` holds
 * listeners, `vars` custom properties, `data` the dataset. Null children are left out.
 * @returns {any}
 */
export function h(tag, { on, vars, data, ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in element && name !== "list" && name !== "form") element[name] = value;
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, listener] of Object.entries(on ?? {})) element.addEventListener(name, listener);
  for (const [name, value] of Object.entries(vars ?? {})) element.style.setProperty(name, value);
  Object.assign(element.dataset, data ?? {});
  element.append(...present(children));
  return element;
}

/** Puts children into an element in place of what was there. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

const present = (children) =>
  children.flat().filter((child) => child !== null && child !== undefined && child !== false);

/** One of the symbols in icons.svg, hidden from screen readers: a word stands beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A button; `primary`, `plain`, `warn`, `big` are its looks. */
export function button(label, { look = "", symbol, testid, ...properties } = {}, click) {
  return h(
    "button",
    {
      type: "button",
      className: `button ${look}`,
      data: testid ? { testid } : {},
      on: click ? { click } : {},
      ...properties,
    },
    symbol ? icon(symbol) : null,
    look.includes("icon-only") ? h("span", { className: "unseen" }, label) : label,
  );
}

let counter = 0;

/** An id that no other element has. */
export const uniqueId = (stem) => `${stem}-${++counter}`;

/** Sets text only where it differs, so that screen readers aren't told again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Tells screen readers something that has changed elsewhere. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** A dialog that removes itself once closed. Escape closes it, and focus returns to where it was. */
export function openDialog(title, { wide = false, testid } = {}, ...children) {
  const heading = h("h2", { id: uniqueId("dialog") }, title);
  const close = button("Close", { look: "plain icon-only", symbol: "close" }, () => dialog.close());
  const dialog = h(
    "dialog",
    { className: wide ? "wide on-film" : "", "aria-labelledby": heading.id, data: testid ? { testid } : {} },
    h("div", { className: "stack" }, h("div", { className: "label-row" }, heading, close), ...children),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
