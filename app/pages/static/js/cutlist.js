// What can be done to a cut list. Pure: each function gives a new one. Lengths are frames, 30 a second.

export const TRANSITIONS = { cut: "Cut", crossfade: "Crossfade", wipe: "Wipe", dip: "Dip to black" };
export const MOST_SCENES = 20;
export const SHORTEST = 15;
const TRANSITION_FRAMES = 15;

/** The film's length: scenes stand one after the other, transitions lie within them. */
export const framesOf = (cut) => cut.scenes.reduce((sum, scene) => sum + scene.frames, 0);

const settle = (cut, scenes) => ({
  ...cut,
  // The first scene has nothing to come from.
  scenes: scenes.map((scene, index) =>
    index === 0 ? { ...scene, transition: "cut", transition_frames: 0 } : scene,
  ),
});

export const change = (cut, index, part) =>
  settle(
    cut,
    cut.scenes.map((scene, at) => (at === index ? { ...scene, ...part } : scene)),
  );

export const remove = (cut, index) =>
  settle(
    cut,
    cut.scenes.filter((_, at) => at !== index),
  );

export const duplicate = (cut, index) =>
  settle(cut, cut.scenes.toSpliced(index + 1, 0, { ...cut.scenes[index] }));

export function move(cut, from, to) {
  const scenes = [...cut.scenes];
  scenes.splice(to, 0, ...scenes.splice(from, 1));
  return settle(cut, scenes);
}

/** How many frames scene `index` must leave of its clip: the next transition runs over them. */
export const tail = (cut, index) => cut.scenes[index + 1]?.transition_frames ?? 0;

/** The longest that a scene can be from its beginning on. */
export const roomOf = (cut, index, clipFrames) => clipFrames - cut.scenes[index].skip - tail(cut, index);

/** A scene that begins later in its clip; it gets shorter where the clip ends before it. */
export function trimStart(cut, index, skip, clipFrames) {
  const kept = Math.min(skip, clipFrames - tail(cut, index) - SHORTEST);
  const next = change(cut, index, { skip: Math.max(0, kept) });
  return trimLength(next, index, next.scenes[index].frames, clipFrames);
}

export function trimLength(cut, index, frames, clipFrames) {
  const scene = cut.scenes[index];
  const kept = Math.max(SHORTEST, Math.min(frames, roomOf(cut, index, clipFrames)));
  return change(cut, index, { frames: kept, transition_frames: Math.min(scene.transition_frames, kept) });
}

/** How scene `index` begins. The scene before gives up what the transition needs of its clip. */
export function setTransition(cut, index, kind, framesOfClip) {
  const wanted = kind === "cut" ? 0 : Math.min(TRANSITION_FRAMES, cut.scenes[index].frames);
  const next = change(cut, index, { transition: kind, transition_frames: wanted });
  const before = index - 1;
  return before < 0
    ? next
    : trimLength(next, before, next.scenes[before].frames, framesOfClip(next.scenes[before].number));
}
