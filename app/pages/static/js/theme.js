// Light, dark, or as the system has it. Runs before the first paint.
(() => {
  const KEY = "reelflow.theme";
  const NAMES = { system: "Auto", light: "Light", dark: "Dark" };
  const ORDER = Object.keys(NAMES);
  const chosen = () => {
    try {
      const kept = localStorage.getItem(KEY);
      return kept in NAMES ? kept : "system";
    } catch {
      return "system"; // Storage is switched off: nothing is kept, everything else works.
    }
  };
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (!button) return;
    button.textContent = NAMES[theme];
    button.setAttribute("aria-label", `Colours: ${NAMES[theme]}. Change`);
  };
  show(chosen());
  document.addEventListener("DOMContentLoaded", () => {
    show(chosen());
    document.getElementById("theme").addEventListener("click", () => {
      const next = ORDER[(ORDER.indexOf(document.documentElement.dataset.theme) + 1) % ORDER.length];
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // See above.
      }
      show(next);
    });
  });
})();
