// Numbers as people read them.

export const FPS = 30;

const pad = (value) => String(value).padStart(2, "0");

/** Frames as minutes:seconds.tenths. */
export function clock(frames) {
  const tenths = Math.round((frames / FPS) * 10);
  return `${Math.floor(tenths / 600)}:${pad(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
}

/** Seconds of film as minutes:seconds. */
export const length = (seconds) => `${Math.floor(Math.round(seconds) / 60)}:${pad(Math.round(seconds) % 60)}`;

/** A waiting time, roughly. */
export function about(seconds) {
  if (seconds < 55) return `${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  return count < 1024 ** 2 ? `${Math.round(count / 1024)} KB` : `${(count / 1024 ** 2).toFixed(1)} MB`;
}

export const dollars = (value) => (value === 0 ? "free" : `$${value.toFixed(2)}`);

const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "long" });
const MOMENT = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

export const day = (iso) => DAY.format(new Date(iso));
export const moment = (iso) => MOMENT.format(new Date(iso));

export const KINDS = { ad_creative: "Ad", music_video: "Music video" };

/** What a film is called: its title once it's planned, the prompt's beginning before. */
export function nameOf(film) {
  if (film.title) return film.title;
  const first = film.prompt.split(/[\n.!?:;]/)[0].trim() || film.prompt.trim();
  return first.length > 60 ? `${first.slice(0, 59).trimEnd()}…` : first;
}
