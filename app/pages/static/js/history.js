// The films of this session, newest first.

import { get } from "./api.js";
import { button, fill, h } from "./dom.js";
import { KINDS, moment, nameOf } from "./format.js";
import { problemNotice } from "./notices.js";

const PER_PAGE = 24;

const STATUS = {
  pending: "In the queue",
  planning: "Planning",
  generating: "Shooting",
  composing: "Cutting",
  completed: "Ready",
  failed: "Stopped",
  cancelled: "Cancelled",
};
const ACTIVE = new Set(["pending", "planning", "generating", "composing"]);

/** @type {import("./router.js").View} */
export function history(root, { signal }) {
  const list = h("ul", { className: "shelf", data: { testid: "history" } });
  const foot = h("div", { className: "shelf-foot" });
  fill(
    root,
    h(
      "div",
      { className: "shelf-head" },
      h("h1", {}, "Films"),
      h("a", { className: "button primary", href: "#/" }, "New film"),
    ),
    list,
    foot,
  );

  const load = async (cursor) => {
    fill(foot, h("p", { className: "soft" }, "Fetching…"));
    try {
      const page = await get(
        `/generations?limit=${PER_PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
        { signal },
      );
      const first = list.childElementCount;
      list.append(...page.items.map(can));
      fill(foot, page.next_cursor ? more(page.next_cursor) : null);
      // Whoever pressed "more" goes on with the first film that came.
      if (cursor) list.children[first]?.querySelector("a").focus();
      if (!list.childElementCount) fill(root, empty());
    } catch (problem) {
      if (problem.name !== "AbortError")
        fill(
          foot,
          problemNotice(problem, () => load(cursor)),
        );
    }
  };
  const more = (cursor) => button("Show more", { testid: "more-films" }, () => load(cursor));
  load("");
  return "Films";
}

function empty() {
  return h(
    "section",
    { className: "nothing", data: { testid: "no-films" } },
    h("h1", {}, "No films yet"),
    h(
      "p",
      {},
      "The first one takes a sentence and about a minute. It will be kept here, and can be recut from here.",
    ),
    h("a", { className: "button primary big", href: "#/" }, "Make the first one"),
  );
}

function can(film) {
  const active = ACTIVE.has(film.status);
  const still = film.thumbnail_url
    ? h("img", { src: film.thumbnail_url, alt: "", loading: "lazy" })
    : active
      ? h("span", {}, `${film.progress}%`)
      : null;
  return h(
    "li",
    { className: "can", data: { testid: "film-card", status: film.status } },
    h("div", { className: "still", ariaHidden: "true" }, still),
    h("h2", {}, h("a", { href: `#/films/${film.id}` }, nameOf(film))),
    h(
      "p",
      { className: "facts-line" },
      h("span", { className: "status", data: { status: film.status } }, STATUS[film.status]),
      `, ${KINDS[film.job_type].toLowerCase()}${film.draft ? ", draft" : ""}, ${film.duration_s} s, ${film.aspect}, ${moment(film.created_at)}`,
    ),
  );
}
