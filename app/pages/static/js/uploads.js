// Logo, music and recordings: dropped, pasted or chosen; sent with their progress; refused with a reason.

import { Problem, problemOf, renewSession, unreachable } from "./api.js";
import { announce, button, fill, h, icon, uniqueId } from "./dom.js";
import { bytes, length } from "./format.js";
import * as session from "./session.js";

const MB = 1024 ** 2;

const KINDS = {
  logo: {
    name: "Logo",
    symbol: "picture",
    accept: "image/png,image/jpeg,image/webp",
    types: "PNG, JPEG or WebP",
    limit: 50 * MB,
    family: "image/",
  },
  music: {
    name: "Music",
    symbol: "note",
    accept: "audio/*,.mp3,.wav,.m4a,.aac",
    types: "MP3, WAV, M4A or AAC",
    limit: 100 * MB,
    family: "audio/",
  },
  audio: {
    name: "Recording, instead of a spoken text",
    symbol: "note",
    accept: "audio/*,.mp3,.wav,.m4a,.aac",
    types: "MP3, WAV, M4A or AAC",
    limit: 100 * MB,
    family: "audio/",
  },
};

/**
 * A place for one file.
 * @param {"logo" | "music" | "audio"} kind
 * @param {object | null} initial the asset that is there already
 * @param {(asset: object | null) => void} changed
 * @returns {{element: HTMLElement, take: (file: File) => void, fault: (text: string) => void, fits: (file: File) => boolean, busy: () => boolean}}
 */
export function dropZone(kind, initial, changed, signal) {
  const { name, symbol, accept, types, limit, family } = KINDS[kind];
  const fault = h("p", { className: "fault", id: uniqueId("fault"), data: { testid: `${kind}-fault` } });
  fault.setAttribute("role", "alert");
  const input = h("input", {
    type: "file",
    id: uniqueId(kind),
    accept,
    className: "unseen",
    data: { testid: `${kind}-file` },
    "aria-describedby": fault.id,
  });
  const body = h("div", { className: "body" });
  const element = h("div", { className: "drop", data: { testid: `${kind}-zone`, kind } }, input, body, fault);
  let sending = null;

  const empty = () => {
    sending = null;
    fill(
      body,
      h(
        "label",
        { htmlFor: input.id, className: "invite" },
        icon(symbol),
        h(
          "span",
          {},
          h("span", { className: "name" }, name),
          h("span", { className: "hint" }, `Drop, paste or choose. ${types}, up to ${limit / MB} MB`),
        ),
      ),
    );
  };

  const there = (asset) => {
    sending = null;
    const facts = asset.width ? `${asset.width} × ${asset.height}` : length(asset.duration_s);
    const remove = button(
      `Remove the ${kind}`,
      { look: "plain icon-only", symbol: "close", testid: `${kind}-remove` },
      () => {
        changed(null);
        empty();
        input.focus();
      },
    );
    fill(
      body,
      h(
        "div",
        { className: "there", data: { testid: `${kind}-there` } },
        kind === "logo" ? h("img", { src: asset.url, alt: "" }) : icon(symbol),
        h(
          "span",
          {},
          h("span", { className: "name" }, asset.filename),
          h("span", { className: "hint" }, `${facts}, ${bytes(asset.size_bytes)}`),
        ),
        remove,
      ),
    );
  };

  const progress = (file) => {
    const bar = h("progress", { max: 1, value: 0, ariaLabel: `Sending ${file.name}` });
    const stop = button("Stop sending", { look: "plain icon-only", symbol: "close" }, () => sending?.abort());
    fill(
      body,
      h(
        "div",
        { className: "there" },
        icon(symbol),
        h("span", {}, h("span", { className: "name" }, file.name), bar),
        stop,
      ),
    );
    return bar;
  };

  const take = async (file) => {
    fault.textContent = "";
    input.value = "";
    if (file.size > limit) {
      fault.textContent = `${file.name} is too large: it has ${bytes(file.size)}, and ${limit / MB} MB are allowed.`;
      return;
    }
    changed(null);
    const bar = progress(file);
    sending = new AbortController();
    try {
      const asset = await send(kind, file, (part) => (bar.value = part), sending.signal);
      changed(asset);
      there(asset);
      announce(`${asset.filename} is there.`);
    } catch (problem) {
      empty();
      if (problem.name !== "AbortError") fault.textContent = [problem.detail, problem.remedy].join(" ");
    }
  };

  input.addEventListener("change", () => input.files[0] && take(input.files[0]));
  element.addEventListener("dragover", () => element.classList.add("over"));
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    element.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    take(file);
  });
  signal.addEventListener("abort", () => sending?.abort());

  if (initial) there(initial);
  else empty();
  return {
    element,
    take,
    fault: (text) => (fault.textContent = text),
    fits: (file) => file.type.startsWith(family),
    busy: () => sending !== null,
  };
}

/** Files that are dropped beside the zones or pasted go to the zone that takes their kind. */
export function takeFilesAnywhere(zones, signal) {
  const give = (files) => {
    let taken = false;
    for (const file of files) {
      const zone = zones.find((candidate) => candidate.fits(file));
      zone?.take(file);
      taken ||= Boolean(zone);
    }
    return taken;
  };
  // Without this, a file dropped beside a zone replaces the page.
  addEventListener("dragover", (event) => event.preventDefault(), { signal });
  addEventListener("drop", (event) => (event.preventDefault(), give(event.dataTransfer?.files ?? [])), {
    signal,
  });
  addEventListener("paste", (event) => give(event.clipboardData?.files ?? []) && event.preventDefault(), {
    signal,
  });
}

/** Sends a file; fetch can't tell how far it is, so this is XMLHttpRequest's last job. */
export async function send(kind, file, onProgress, signal) {
  const token = session.current().token;
  try {
    return await sendAs(token, kind, file, onProgress, signal);
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    await renewSession(token);
    return sendAs(session.current().token, kind, file, onProgress, signal);
  }
}

function sendAs(token, kind, file, onProgress, signal) {
  const { promise, resolve, reject } = withResolvers();
  const request = new XMLHttpRequest();
  request.open("POST", "/api/v1/assets");
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.upload.addEventListener(
    "progress",
    (event) => event.lengthComputable && onProgress(event.loaded / event.total),
  );
  request.addEventListener("load", () => {
    if (request.status < 300) resolve(JSON.parse(request.responseText));
    else reject(problemOf(request.status, request.responseText, request.getResponseHeader("Retry-After")));
  });
  request.addEventListener("error", () => reject(cutOff(file)));
  request.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
  signal.addEventListener("abort", () => request.abort());
  const form = new FormData();
  form.append("kind", kind);
  form.append("file", file);
  request.send(form);
  return promise;
}

function withResolvers() {
  let resolve, reject;
  const promise = new Promise((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}

/** A server that refuses a file while it's still being sent closes the connection: no answer reaches us. */
function cutOff(file) {
  const { status, code, remedy } = unreachable();
  return new Problem({ status, code, detail: `${file.name} was not sent: the connection broke.`, remedy });
}
