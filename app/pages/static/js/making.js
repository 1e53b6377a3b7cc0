// How far a film is: stages, percent, the connection, and what can be done about it.

import { announce, button, fill, h, say } from "./dom.js";
import { hasEnded } from "./live.js";
import { notice } from "./notices.js";

const STAGES = [
  ["pending", "Queue"],
  ["planning", "Plan"],
  ["generating", "Shoot"],
  ["composing", "Cut"],
  ["completed", "Done"],
];

const CONNECTION = {
  connecting: "Connecting…",
  live: "Live",
  polling: "The line dropped. Asking every few seconds until it is back.",
  offline: "No answer from Reelflow. It goes on by itself; this page catches up.",
};

/**
 * @param {{cancel: () => void, retry: () => void}} actions
 * @returns {{element: HTMLElement, show: (making: object) => void, connection: (state: string) => void, busy: (is: boolean) => void}}
 */
export function progressPanel(actions) {
  const doing = h("p", { className: "doing", data: { testid: "doing" } });
  const figure = h("span", { data: { testid: "percent" } });
  const percent = h(
    "p",
    {
      className: "percent",
      role: "progressbar",
      ariaLabel: "The whole film",
      ariaValueMin: "0",
      ariaValueMax: "100",
    },
    figure,
    h("small", {}, "%"),
  );
  const stages = STAGES.map(([status, name]) => h("li", { data: { stage: status } }, name));
  const trouble = h("div", { className: "trouble" });
  const connection = h("p", { className: "connection", data: { testid: "connection" } });
  const cancel = button("Cancel", { look: "warn", testid: "cancel" }, actions.cancel);
  const foot = h("div", { className: "making-foot" }, connection, cancel);
  const element = h(
    "section",
    { className: "making", "aria-label": "Progress", data: { testid: "making" } },
    h("div", { className: "making-head" }, doing, percent),
    h("ol", { className: "stages", "aria-label": "Stages" }, stages),
    trouble,
    foot,
  );
  let told = "";

  const show = ({ generation, encoding, hiccup }) => {
    const ended = hasEnded(generation);
    element.hidden = generation.status === "completed";
    element.dataset.status = generation.status;
    const text = doingOf(generation, encoding);
    say(doing, text);
    say(figure, String(generation.progress));
    percent.ariaValueNow = String(generation.progress);
    percent.hidden = ended;
    foot.hidden = ended;
    cancel.disabled = generation.cancel_requested;
    showStages(generation);
    const failure = generation.error;
    if (generation.status === "failed" && ended)
      showTrouble(`failed ${failure?.code}`, () => failed(failure));
    else if (generation.status === "cancelled")
      showTrouble("cancelled", () =>
        notice("Cancelled", "It was stopped before it was done. Scenes that were finished are below."),
      );
    else if (hiccup ?? failure)
      showTrouble("hiccup", () =>
        notice("A hiccup", `${sentence((hiccup ?? failure).message)} It goes on by itself.`),
      );
    else showTrouble("", () => null);
    const milestone = milestoneOf(generation);
    if (told && told !== milestone) announce(milestone);
    told = milestone;
  };

  // Shown once: a notice that is made anew is read out anew.
  let shown = "";
  const showTrouble = (key, make) => {
    if (shown === key) return;
    shown = key;
    fill(trouble, make());
  };

  const failed = (failure) => {
    const again = button("Try again", { look: "primary", symbol: "again", testid: "retry" }, actions.retry);
    const text = [failure.message, failure.remedy].map(sentence).join(" ");
    const box = notice("It didn't work out", text, { bad: true, actions: [again], testid: "failure" });
    box.setAttribute("role", "alert");
    return box;
  };

  const showStages = (generation) => {
    const at = STAGES.findIndex(([status]) => status === generation.status);
    stages.forEach((stage, index) => {
      stage.classList.toggle("done", index < at);
      if (index === at) stage.setAttribute("aria-current", "step");
      else stage.removeAttribute("aria-current");
    });
    stages[0].parentElement.hidden = at === -1;
  };

  return {
    element,
    show,
    connection: (state) => {
      connection.dataset.state = state;
      say(connection, CONNECTION[state]);
    },
    busy: (is) => (cancel.disabled = is),
  };
}

const made = (generation) => generation.clips.filter((clip) => clip.status === "completed").length;

function doingOf(generation, encoding) {
  if (generation.cancel_requested && !hasEnded(generation)) return "Stopping…";
  switch (generation.status) {
    case "pending":
      return "Waiting for its turn.";
    case "planning":
      return "Planning the scenes.";
    case "generating":
      return `Shooting: ${made(generation)} of ${generation.clips.length || generation.clip_count} scenes are there.`;
    case "composing":
      return encoding
        ? `Cutting it together: ${encoding} % encoded.`
        : "Cutting it together, with its music.";
    case "failed":
      return hasEnded(generation) ? "This film stopped." : "Interrupted. It is taken up again in a moment.";
    default:
      return "This film was cancelled.";
  }
}

/** With its full stop. */
const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What is worth telling a listener: stages and finished scenes, not every percent. */
const milestoneOf = (generation) =>
  generation.status === "completed" ? "The film is ready." : doingOf(generation, 0);
