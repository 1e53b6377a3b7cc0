// The API under /api/v1: every request of the page goes through here, uploads excepted.

import * as session from "./session.js";

const BASE = "/api/v1";
const TRIES = 3;
const PASSING = new Set([0, 502, 503, 504]);

/** What went wrong, as RFC 9457 has it; `status` is 0 where no answer came. */
export class Problem extends Error {
  constructor({ status, code, detail, remedy, errors = [], retryAfter = 0 }) {
    super(detail);
    Object.assign(this, { status, code, detail, remedy, errors, retryAfter });
  }

  /** What is wrong with a field, by JSON pointer, or an empty text. */
  at(pointer) {
    return this.errors.find((error) => error.pointer === pointer)?.detail ?? "";
  }
}

export const get = (path, { signal } = {}) => call("GET", path, { signal });
export const post = (path, body, { signal } = {}) => call("POST", path, { body, signal });
export const patch = (path, body, { signal } = {}) => call("PATCH", path, { body, signal });

/** Asks for something that must happen once: tried again after a fault, under the same key. */
export async function postOnce(path, body, key) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call("POST", path, { body, headers: { "Idempotency-Key": key } });
    } catch (problem) {
      if (!PASSING.has(problem.status) || attempt === TRIES) throw problem;
      await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** attempt));
    }
  }
}

/** Signs in. */
export const signIn = () => session.signIn(bare);

/** Opens a new session in place of the one whose token was refused. */
export const renewSession = (token) => session.renew(token, bare);

async function call(method, path, { body, headers = {}, signal } = {}) {
  const token = session.current()?.token;
  try {
    return await bare(method, path, {
      body,
      signal,
      headers: token ? { ...headers, Authorization: `Bearer ${token}` } : headers,
    });
  } catch (problem) {
    if (problem.status !== 401 || !token) throw problem;
    await renewSession(token);
    return bare(method, path, {
      body,
      signal,
      headers: { ...headers, Authorization: `Bearer ${session.current().token}` },
    });
  }
}

async function bare(method, path, { body, headers = {}, signal } = {}) {
  const request = { method, headers: { Accept: "application/json", ...headers }, signal };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(BASE + path, request);
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw unreachable();
  }
  const text = await response.text().catch(() => "");
  if (!response.ok) throw problemOf(response.status, text, response.headers.get("Retry-After"));
  return text ? JSON.parse(text) : null;
}

/** No answer came. */
export function unreachable() {
  return navigator.onLine
    ? new Problem({
        status: 0,
        code: "unreachable",
        detail: "Reelflow doesn't answer.",
        remedy: "It may be restarting. Try again in a moment.",
      })
    : new Problem({
        status: 0,
        code: "offline",
        detail: "This device is offline.",
        remedy: "Nothing is lost: go on when it is connected again.",
      });
}

/** An answer that says what went wrong, ours or that of something in between. */
export function problemOf(status, text, retryAfter) {
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy answered in its own words.
  }
  return new Problem({
    status,
    code: body.code ?? `http_${status}`,
    detail: body.detail ?? `The server answered ${status}.`,
    remedy: body.remedy ?? "Try again in a moment.",
    errors: body.errors,
    retryAfter: Number.parseInt(retryAfter ?? "", 10) || 0,
  });
}
