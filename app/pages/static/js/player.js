// The finished film: to watch, to know about, to take along.

import { get } from "./api.js";
import { announce, button, fill, h, icon, openDialog } from "./dom.js";
import { bytes, length, moment } from "./format.js";

/** The newest version that can be watched, or undefined. */
export const newest = (generation) =>
  generation.compositions.filter((version) => version.status === "completed").at(-1);

/**
 * @param {{trouble: (problem: Error) => void, reload: () => Promise<void>}} on `reload` gets new links
 * @returns {{element: HTMLElement, show: (generation: object) => void}}
 */
export function screening(on) {
  const screen = h("div", { className: "screen on-film" });
  const credits = h("div", { className: "credits" });
  const element = h(
    "section",
    { className: "screening", "aria-label": "The film", hidden: true, data: { testid: "screening" } },
    screen,
    credits,
  );
  const sheet = h("section", { hidden: true, data: { testid: "contact-sheet" } });
  let shown = "";
  let chosen = null;

  const show = (generation) => {
    const finished = generation.compositions.filter((version) => version.status === "completed");
    const version = finished.find(({ id }) => id === chosen) ?? finished.at(-1);
    element.hidden = sheet.hidden = !version;
    element.dataset.aspect = generation.aspect;
    const editable = ["completed", "failed"].includes(generation.status);
    const face = version ? `${version.id} ${finished.length} ${editable}` : "";
    if (!version || face === shown) return;
    const [same] = shown.split(" ");
    shown = face;
    // The picture goes on playing while what is beside it changes.
    if (same !== version.id) showVideo(version);
    showCredits(generation, version, finished, editable);
    showSheet(version);
  };

  const showVideo = (version) => {
    let renewed = false;
    const video = h("video", {
      controls: true,
      preload: "metadata",
      playsInline: true,
      poster: version.thumbnail_url ?? "",
      src: version.video_url,
      ariaLabel: `The film, version ${version.version}`,
      data: { testid: "video" },
    });
    if (version.captions_url)
      video.append(h("track", { kind: "captions", src: version.captions_url, label: "Captions" }));
    // A link lasts an hour; a page may stay open longer.
    video.addEventListener("error", async () => {
      if (renewed) return;
      renewed = true;
      const at = video.currentTime;
      const fresh = await get(`/compositions/${version.id}`).catch(() => null);
      if (fresh?.video_url) Object.assign(video, { src: fresh.video_url, currentTime: at });
    });
    fill(screen, video);
  };

  const showCredits = (generation, version, finished, editable) => {
    const download = button("Download", { look: "primary", symbol: "download", testid: "download" }, () =>
      fetchDownload(version, on.trouble),
    );
    const others = version.renditions.map(({ aspect }) =>
      button(`Download ${aspect}`, { symbol: "download", testid: `download-${aspect}` }, () =>
        fetchDownload(version, on.trouble, aspect),
      ),
    );
    const edit = editable
      ? h(
          "a",
          {
            className: "button",
            href: `#/films/${generation.id}/edit/${version.id}`,
            data: { testid: "edit" },
          },
          icon("scissors"),
          "Edit the cut",
        )
      : h("span", { className: "button", "aria-disabled": "true" }, icon("scissors"), "Edit the cut");
    const facts = [
      ["Length", length(version.duration_s)],
      ["Picture", `${version.width} × ${version.height}`],
      ["Size", bytes(version.size_bytes)],
      ["Loudness", version.loudness_lufs == null ? "silent" : `${version.loudness_lufs.toFixed(1)} LUFS`],
      ["Made", moment(version.completed_at)],
      ["Seed", String(generation.seed)],
    ];
    const versions =
      finished.length > 1
        ? h(
            "div",
            {},
            h("h2", { className: "unseen" }, "Versions"),
            h(
              "div",
              { className: "versions" },
              finished.map((each) =>
                button(
                  `Version ${each.version}`,
                  { ariaPressed: String(each === version), testid: "version" },
                  () => choose(each, generation),
                ),
              ),
            ),
          )
        : null;
    fill(
      credits,
      h("div", { className: "actions" }, download, others, edit),
      versions,
      h(
        "dl",
        { className: "facts", data: { testid: "facts" } },
        facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
      ),
    );
  };

  const choose = (version, generation) => {
    chosen = version.id;
    show(generation);
    announce(`Version ${version.version} is on screen.`);
    credits.querySelector('.versions [aria-pressed="true"]').focus();
  };

  const showSheet = (version) => {
    const pictures = [
      ["Contact sheet", version.contact_sheet_url, "A frame of every scene"],
      ["Timeline", version.timeline_url, "The timeline: scenes, words and sound over time"],
    ].filter(([, url]) => url);
    sheet.hidden = pictures.length === 0;
    fill(
      sheet,
      h(
        "div",
        { className: "sheets" },
        pictures.map(([title, url, alt]) =>
          h(
            "div",
            {},
            h("div", { className: "section-head" }, h("h2", {}, title)),
            h(
              "button",
              {
                type: "button",
                className: "sheet",
                ariaLabel: `${title}, larger`,
                on: { click: () => openDialog(title, { wide: true }, h("img", { src: url, alt })) },
              },
              h("img", { src: url, alt, loading: "lazy" }),
            ),
          ),
        ),
      ),
    );
  };
  return { element, sheet, show };
}

async function fetchDownload(version, trouble, aspect) {
  try {
    const shape = aspect ? `?aspect=${encodeURIComponent(aspect)}` : "";
    const { url, filename } = await get(`/compositions/${version.id}/download${shape}`);
    h("a", { href: url, download: filename }).click();
    announce(`${filename} is being downloaded.`);
  } catch (problem) {
    trouble(problem);
  }
}
