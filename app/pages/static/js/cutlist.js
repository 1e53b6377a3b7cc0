// What can be done to a cut list. Pure: each function gives a new one, within the rules of the server's
// planning/cut_list.py. Lengths are frames, 30 a second. `holds` tells how many a clip has, by its number.

export const TRANSITIONS = { cut: "Cut", crossfade: "Crossfade", wipe: "Wipe", dip: "Dip to black" };
export const MOST_SCENES = 20;
export const LIMITS = { title: 80, caption: 80, cta: 40 };

const SHORTEST = 15;
const SHORTEST_TRANSITION = 2;
const USUAL_TRANSITION = 15;
// A text appears once its picture has settled, is seen for half a second and leaves before the next picture.
const TEXT_LEAD = 10;
const TEXT_AFTER_LEAD = 23;

/** The film's length: scenes stand one after the other, transitions lie within them. */
export const framesOf = (cut) => cut.scenes.reduce((sum, scene) => sum + scene.frames, 0);

/** The shortest that a scene can be: with words over it, long enough to read them. */
export function shortestOf({ title, caption, cta, transition_frames: transition }) {
  return title || caption || cta ? Math.max(TEXT_LEAD, transition) + TEXT_AFTER_LEAD : SHORTEST;
}

/** The longest that scene `index` can be from its beginning on: the next transition runs over its clip too. */
export const roomOf = (cut, index, holds) =>
  holds(cut.scenes[index].number) - cut.scenes[index].skip - tailOf(cut.scenes, index);

/** The latest frame of its clip at which scene `index` can begin. */
export const latestStart = (cut, index, holds) =>
  Math.max(0, holds(cut.scenes[index].number) - tailOf(cut.scenes, index) - shortestOf(cut.scenes[index]));

export const change = (cut, index, part, holds) =>
  settle(
    cut,
    cut.scenes.map((scene, at) => (at === index ? { ...scene, ...part } : scene)),
    holds,
  );

export const remove = (cut, index, holds) =>
  settle(
    cut,
    cut.scenes.filter((_, at) => at !== index),
    holds,
  );

export const duplicate = (cut, index, holds) =>
  settle(cut, [...cut.scenes.slice(0, index + 1), ...cut.scenes.slice(index)], holds);

export function move(cut, from, to, holds) {
  const scenes = [...cut.scenes];
  scenes.splice(to, 0, ...scenes.splice(from, 1));
  return settle(cut, scenes, holds);
}

/** A scene that begins elsewhere in its clip; it gets shorter where the clip ends before it. */
export const trimStart = (cut, index, skip, holds) =>
  change(cut, index, { skip: Math.min(skip, latestStart(cut, index, holds)) }, holds);

export function trimLength(cut, index, frames, holds) {
  const kept = Math.max(shortestOf(cut.scenes[index]), frames);
  return change(cut, index, { frames: kept }, holds);
}

/** How scene `index` begins. The scene before gives up what the transition needs of its clip. */
export const setTransition = (cut, index, kind, holds) =>
  change(cut, index, { transition: kind, transition_frames: kind === "cut" ? 0 : USUAL_TRANSITION }, holds);

const tailOf = (scenes, index) => scenes[index + 1]?.transition_frames ?? 0;

/** The scenes with whatever no longer fits made to fit. */
function settle(cut, scenes, holds) {
  const joined = fitTransitions(scenes);
  const shown = joined.map((scene, index) => {
    const room = holds(scene.number) - scene.skip - tailOf(joined, index);
    return scene.frames > room ? { ...scene, frames: Math.max(1, room) } : scene;
  });
  // Shorter scenes allow shorter transitions only, and those leave more room: once is enough.
  return { ...cut, scenes: fitTransitions(shown) };
}

function fitTransitions(scenes) {
  return scenes.map((scene, index) => {
    // The first scene has nothing to come from; the others share at most half of the shorter of the two.
    const most = index === 0 ? 0 : Math.floor(Math.min(scenes[index - 1].frames, scene.frames) / 2);
    const frames = Math.min(scene.transition_frames, most);
    if (frames >= SHORTEST_TRANSITION) return { ...scene, transition_frames: frames };
    return { ...scene, transition: "cut", transition_frames: 0 };
  });
}
