// Following a generation: over a WebSocket, and by asking now and then while there is none.

import { get, renewSession } from "./api.js";
import * as session from "./session.js";

const PROTOCOL = "reelflow.v1";
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
// The server sends a heartbeat well within this; a line that is silent for longer is dead.
const SILENCE_MS = 60_000;
const POLL_MS = 3_000;
const CLOSED = { done: 1000, noSession: 4401, notFound: 4404 };

/** Whether nothing more will happen by itself: what failed recoverably is taken up again. */
export function hasEnded({ status, error }) {
  return status === "completed" || status === "cancelled" || (status === "failed" && !error?.recoverable);
}

/**
 * Follows a generation until it has ended or the signal is aborted. Nothing is delivered twice: messages
 * are told apart by their sequence, and a whole generation stands for everything before it.
 *
 * @param {string} id
 * @param {{message: (message: object) => void, connection: (state: "connecting" | "live" | "polling" | "offline") => void, gone: () => void}} on
 * @param {AbortSignal} signal
 */
export function follow(id, on, signal) {
  let socket = null;
  let last = null;
  let failures = 0;
  let over = false;
  let timers = { again: 0, poll: 0, silence: 0 };

  const stop = () => {
    over = true;
    for (const timer of Object.values(timers)) clearTimeout(timer);
    socket?.close();
  };
  const deliver = (message) => {
    on.message(message);
    if (message.generation && hasEnded(message.generation)) stop();
  };

  const listen = () => {
    timers.silence = setTimeout(() => socket?.close(), SILENCE_MS);
  };
  const receive = (message) => {
    clearTimeout(timers.silence);
    listen();
    if (message.type === "connected") return;
    if (message.type === "heartbeat")
      return last !== null && message.sequence > last ? catchUp(message.sequence) : undefined;
    // A snapshot may count from a new beginning, when the server has lost its own.
    if (!message.generation && last !== null && message.sequence <= last) return;
    last = message.sequence;
    deliver(message);
    if (message.type === "completed" || (message.type === "error" && !message.recoverable)) stop();
  };

  const connect = () => {
    if (over) return;
    clearTimeout(timers.again);
    if (!failures) on.connection("connecting");
    const address = new URL(`/ws/generations/${id}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    if (last !== null) address.searchParams.set("last_sequence", last);
    const { token } = session.current();
    const opened = new WebSocket(address, [PROTOCOL, `bearer.${token}`]);
    socket = opened;
    listen();
    opened.addEventListener("open", () => {
      failures = 0;
      clearTimeout(timers.poll);
      on.connection("live");
    });
    opened.addEventListener(
      "message",
      (event) => socket === opened && !over && receive(JSON.parse(event.data)),
    );
    opened.addEventListener("close", (event) => socket === opened && !over && closed(event.code, token));
  };

  const closed = async (code, token) => {
    socket = null;
    clearTimeout(timers.silence);
    if (code === CLOSED.notFound) return (stop(), on.gone());
    if (code === CLOSED.noSession) await renewSession(token).catch(() => {});
    // The server closes in peace after the last message; should that have been missed, asking tells.
    if (code === CLOSED.done) return catchUp(null);
    failures++;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    timers.again = setTimeout(connect, wait * (0.75 + Math.random() / 2));
    // A short break is bridged by replay alone.
    if (failures > 1) poll();
    else on.connection("connecting");
  };

  const ask = async () => {
    const generation = await get(`/generations/${id}`, { signal });
    // It is newer than anything a replay could bring: the next connection begins with a snapshot.
    last = null;
    deliver({ type: "status", status: generation.status, progress: generation.progress, generation });
  };
  const catchUp = async (sequence) => {
    try {
      await ask();
      if (sequence !== null) last = sequence;
      else if (!over) connect();
    } catch (problem) {
      if (over || problem.name === "AbortError") return;
      socket?.close();
      if (!socket) closed(0);
    }
  };
  const poll = async () => {
    clearTimeout(timers.poll);
    if (over || socket?.readyState === WebSocket.OPEN) return;
    try {
      await ask();
      if (!over) on.connection("polling");
    } catch (problem) {
      if (over || problem.name === "AbortError") return;
      if (problem.status === 404) return (stop(), on.gone());
      on.connection("offline");
    }
    if (!over) timers.poll = setTimeout(poll, POLL_MS);
  };

  const wake = () => {
    if (over || document.hidden || socket) return;
    failures = 0;
    connect();
  };
  addEventListener("online", wake, { signal });
  document.addEventListener("visibilitychange", wake, { signal });
  signal.addEventListener("abort", stop);
  connect();
}
