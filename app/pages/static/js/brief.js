// What may be ordered, and the draft of an order. The server has the last word on all of it.

export const PROMPT_LIMIT = 2000;
export const CTA_LIMIT = 40;
export const COLOUR_LIMIT = 5;
export const SEED_LIMIT = 2 ** 31 - 1;

export const TYPES = {
  ad_creative: { name: "Ad", seconds: [15, 60], usual: 30, clips: [3, 5], usualClips: 5 },
  music_video: { name: "Music video", seconds: [60, 180], usual: 60, clips: [10, 20], usualClips: 15 },
};

export const ASPECTS = {
  "16:9": { name: "Wide", use: "Web, TV" },
  "9:16": { name: "Tall", use: "Stories, reels" },
  "1:1": { name: "Square", use: "Feeds" },
};

export const CAPTIONS = {
  none: "None",
  burned: "In the picture",
  track: "To be switched on",
  both: "Both",
};

// Those that the server speaks; see planning/narration.py.
const LANGUAGE_CODES =
  "bg cs da de el en es et fi fr hr hu it lt lv nl no pl pt ro ru sk sl sv tr uk".split(" ");
const languageNames = new Intl.DisplayNames(["en"], { type: "language" });
export const LANGUAGES = Object.fromEntries(LANGUAGE_CODES.map((code) => [code, languageNames.of(code)]));

/** Characters that can be spoken during a film of so many seconds. */
export const narrationRoom = (seconds) => Math.floor(seconds * 15);

export const EXAMPLES = [
  {
    name: "A bike at dawn",
    prompt:
      "Volta, the electric city bike: glide through the morning, arrive fresh. Quiet streets, first light on the glass of the towers. Teal and warm orange.",
    job_type: "ad_creative",
    duration_s: 30,
    aspect: "16:9",
    brand_colors: ["#0fb5ae", "#ff8a3d"],
    cta: "Book a test ride",
  },
  {
    name: "Coffee, in a square",
    prompt:
      "Ember Roasters: a small bag of dark beans, a slow pour, steam in the morning kitchen. Roasted this week, at your door on Friday. Calm and close.",
    job_type: "ad_creative",
    duration_s: 15,
    aspect: "1:1",
    brand_colors: ["#6b3a22", "#f2b56b"],
    cta: "Taste the first bag",
  },
  {
    name: "Trail shoes, tall",
    prompt:
      "Ridgeline trail shoes: mud, rock, rain, and still light on the foot. A runner climbs through the forest into the clear above the clouds. Fast and bright.",
    job_type: "ad_creative",
    duration_s: 20,
    aspect: "9:16",
    brand_colors: ["#1f6f43", "#d7f25c"],
    cta: "Find your pair",
  },
  {
    name: "A song by the sea",
    prompt:
      "Night drive along the coast: neon on wet asphalt, waves under the moon, a city far behind, then sunrise over open water. Dreamy, slow, endless.",
    job_type: "music_video",
    duration_s: 90,
    aspect: "16:9",
    brand_colors: ["#3d4eac", "#ff5fa2"],
    cta: "",
  },
];

const KEY = "reelflow.draft";

export const emptyDraft = () => ({
  prompt: "",
  job_type: "ad_creative",
  duration_s: TYPES.ad_creative.usual,
  aspect: "16:9",
  also: [],
  draft: false,
  brand_colors: [],
  cta: "",
  seed: "",
  clip_count: "",
  voice_over: "",
  captions: "none",
  language: "en",
  hls: false,
  logo: null,
  music: null,
  voice: null,
  key: crypto.randomUUID(),
});

/** The draft as it was left, in this tab. */
export function loadDraft() {
  try {
    return { ...emptyDraft(), ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return emptyDraft();
  }
}

export function keepDraft(draft) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Storage is switched off: a reload begins anew.
  }
}

/** The order as the API takes it. */
export function orderOf(draft) {
  return {
    prompt: draft.prompt,
    job_type: draft.job_type,
    duration_s: draft.duration_s,
    aspect: draft.aspect,
    also: draft.also.filter((aspect) => aspect !== draft.aspect),
    draft: draft.draft,
    brand_colors: draft.brand_colors.filter(Boolean),
    cta: draft.cta.trim() || null,
    seed: draft.seed === "" ? null : Number(draft.seed),
    clip_count: draft.clip_count === "" ? null : Number(draft.clip_count),
    voice_over: draft.voice_over.trim() || null,
    captions: draft.captions,
    language: draft.language,
    hls: draft.hls,
    voice_asset_id: draft.voice?.id ?? null,
    logo_asset_id: draft.logo?.id ?? null,
    music_asset_id: draft.music?.id ?? null,
  };
}

const HEX = /^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

/** A hex colour as `#rrggbb`, or null. */
export function colourOf(text) {
  const digits = text.trim().replace(/^#/, "").toLowerCase();
  if (!HEX.test(digits)) return null;
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits}`;
}

/** What is plainly wrong with a draft, by field: said at once, without asking the server. */
export function faultsOf(draft) {
  const faults = {};
  const type = TYPES[draft.job_type];
  if (!draft.prompt.trim()) faults.prompt = "Describe the film first. A sentence is enough.";
  const [low, high] = type.seconds;
  if (!Number.isInteger(draft.duration_s) || draft.duration_s < low || draft.duration_s > high)
    faults.duration_s = `${type.name === "Ad" ? "An ad" : "A music video"} lasts ${low} to ${high} seconds. Choose a whole number in between.`;
  const said = [...draft.voice_over.trim()].length;
  if (said > narrationRoom(draft.duration_s))
    faults.voice_over = `That is too much to say in ${draft.duration_s} seconds: shorten it to ${narrationRoom(draft.duration_s)} characters, or make the film longer.`;
  if (draft.captions !== "none" && !said)
    faults.voice_over = "Captions need words: write what is said, or choose no captions.";
  if (draft.brand_colors.some((colour) => colourOf(colour) === null))
    faults.brand_colors = "Write colours like #ff5a1f, or remove the empty ones.";
  return faults;
}

/**
 * What the server refuses about a draft, by field, and whether there is more that belongs to none.
 * @param {import("./api.js").Problem} problem
 * @param {(name: string) => boolean} has whether there is such a field
 */
export function refusalsOf(problem, draft, has) {
  const faults = {};
  let elsewhere = false;
  if (problem.code === "asset_unusable") {
    // A file of an older session, say: the sentence names it.
    const named = ["music", "voice"].find((kind) => draft[kind] && problem.detail.includes(draft[kind].id));
    faults[`${named ?? "logo"}_asset_id`] = `${problem.detail} ${problem.remedy}`;
  }
  for (const { pointer, detail } of problem.errors ?? []) {
    const name = pointer.split("/")[1] || fieldIn(detail);
    if (has(name)) faults[name] ??= detail;
    else elsewhere = true;
  }
  return { faults, elsewhere };
}

/** Limits that depend on several fields point at the whole; the sentence names the field. */
function fieldIn(sentence) {
  if (/clip count/i.test(sentence)) return "clip_count";
  return /duration/i.test(sentence) ? "duration_s" : "";
}
