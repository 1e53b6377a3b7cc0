// What the messages make of a generation: pure, so that the same message always means the same.

/**
 * @typedef {{generation: object, clips: Record<string, number>, takes: Record<string, number>, encoding: number,
 *   hiccup: object | null}} Making
 *   `clips` is how far each is in percent, `takes` counts how often each has come since the page was opened.
 */

/** @returns {Making} */
export const begin = (generation) => ({ generation, clips: {}, takes: {}, encoding: 0, hiccup: null });

/**
 * The making after a message. `stale` tells that the message speaks of something that only the whole
 * generation can show: ask for it.
 * @param {Making} making
 * @returns {Making & {stale?: boolean}}
 */
export function after(making, message) {
  const { generation, clips, takes } = making;
  switch (message.type) {
    case "status":
      if (message.generation)
        return { ...begin(message.generation), clips: rest(clips, message.generation), takes };
      return {
        ...making,
        generation: { ...generation, status: message.status, progress: message.progress },
        hiccup: null,
        stale: true,
      };
    case "progress": {
      const unknown = Object.keys(message.clips ?? {}).some((number) => !clip(generation, number));
      return {
        ...making,
        generation: { ...generation, progress: message.progress },
        clips: { ...clips, ...message.clips },
        hiccup: null,
        stale: unknown,
      };
    }
    case "clip_completed": {
      const made = {
        status: "completed",
        thumbnail_url: message.thumbnail_url,
        video_url: message.video_url,
      };
      const changed = generation.clips.map((each) =>
        each.number === message.number ? { ...each, ...made } : each,
      );
      return {
        ...making,
        generation: { ...generation, clips: changed },
        takes: { ...takes, [message.number]: (takes[message.number] ?? 0) + 1 },
        stale: !clip(generation, message.number),
      };
    }
    case "encoding_progress":
      return { ...making, encoding: message.progress };
    case "error":
      return message.recoverable ? { ...making, hiccup: message } : { ...making, stale: true };
    case "completed":
      return { ...making, stale: true };
    default:
      return making;
  }
}

const clip = (generation, number) => generation.clips.find((each) => each.number === Number(number));

/** Of what was known of clips in the making, what still holds. */
function rest(clips, generation) {
  return Object.fromEntries(
    Object.entries(clips).filter(([number]) => clip(generation, number)?.status !== "completed"),
  );
}
