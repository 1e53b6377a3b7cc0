// Who we are: an anonymous session, kept on this device.

const KEY = "reelflow.session";

/** @typedef {{id: string, token: string, expires_at: string}} Session */

/** @type {Session | null} */
let session = read();
let renewing = null;
const listeners = new Set();

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return kept?.token && new Date(kept.expires_at) > new Date() ? kept : null;
  } catch {
    return null;
  }
}

export const current = () => session;

/** Calls back whenever the session has changed; `renewed` tells that an older one had ended. */
export const onChange = (listener) => listeners.add(listener);

/**
 * Opens a session.
 * @param {(method: string, path: string) => Promise<Session>} ask
 */
export async function signIn(ask) {
  set(await ask("POST", "/sessions"), false);
}

/**
 * Opens a new session in place of one that the server no longer knows; asked twice at once, it opens one.
 * @param {string} token the one that was refused
 */
export function renew(token, ask) {
  // Another tab, or another request of this one, may have done it already.
  const kept = read();
  if (kept && kept.token !== token) {
    session = kept;
    return Promise.resolve();
  }
  renewing ??= ask("POST", "/sessions")
    .then((opened) => set(opened, true))
    .finally(() => (renewing = null));
  return renewing;
}

function set(opened, renewed) {
  session = opened;
  try {
    localStorage.setItem(KEY, JSON.stringify(opened));
  } catch {
    // Storage is switched off: the session lasts as long as the tab.
  }
  for (const listener of listeners) listener({ renewed });
}

addEventListener("storage", (event) => {
  if (event.key === KEY) session = read();
});
