// Where the page begins.

import { compose } from "./composer.js";
import { edit } from "./editor.js";
import { film } from "./film.js";
import { h, fill } from "./dom.js";
import { day } from "./format.js";
import { history } from "./history.js";
import { hush, tell } from "./notices.js";
import { startRouter } from "./router.js";
import * as session from "./session.js";
import { welcome } from "./welcome.js";

const ID = "([0-9a-f-]{36})";

const inside = (view) => (root, context) => (session.current() ? view : welcome)(root, context);

const router = startRouter(
  [
    [/^\/$/, inside(compose)],
    [/^\/films$/, inside(history)],
    [new RegExp(`^/films/${ID}$`), inside(film)],
    [new RegExp(`^/films/${ID}/edit/${ID}$`), inside(edit)],
  ],
  lost,
);

function lost(root) {
  fill(
    root,
    h(
      "section",
      { className: "nothing" },
      h("h1", {}, "There is nothing here"),
      h("p", {}, "The address leads nowhere. It may have been cut short when it was copied."),
      h("a", { className: "button", href: "#/films" }, "See your films"),
    ),
  );
  return "Nothing here";
}

function showSession() {
  const open = session.current();
  document.querySelector(".masthead nav").hidden = !open;
  document.getElementById("session-note").textContent = open
    ? `Your films stay on this device until ${day(open.expires_at)}.`
    : "";
}

session.onChange(({ renewed }) => {
  showSession();
  if (renewed)
    tell(
      "You were signed in anew",
      "Your session was over, so a new one was opened. Films and files of the old one can't be reached any more.",
      { kind: "session" },
    );
  else router.refresh();
});
showSession();

// The address behind `#` is the view's: a jump to `#main` would leave it.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});

const OFFLINE = "offline";
addEventListener("offline", () =>
  tell(
    "You're offline",
    "What is being made goes on without you. This page catches up when the connection is back.",
    { bad: true, kind: OFFLINE },
  ),
);
addEventListener("online", () => hush(OFFLINE));
