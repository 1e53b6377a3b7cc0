"""`reelflow render --draft --also` and `reelflow promote`: cheap and small first, then in full."""

from __future__ import annotations

import json
from pathlib import Path

from media.probe import probe
from tests.renders.conftest import SHORT, Reelflow


def test_a_draft_is_promoted_in_both_of_its_ratios(reelflow: Reelflow, tmp_path: Path) -> None:
    draft = reelflow.render(
        "A red kettle on a blue stove",
        *SHORT,
        "--draft",
        "--also",
        "9:16",
        "--out",
        str(tmp_path / "draft.mp4"),
    )
    sizes = {(480, 480): draft["video"], (480, 854): draft["also"]["9:16"]}
    for size, path in sizes.items():
        found = probe(Path(path))
        assert (found.width, found.height, found.frames, found.decode_errors) == (*size, 450, 0)

    refused = reelflow.run("promote", str(draft["job_id"]))
    assert refused.returncode == 1
    assert "no scene of the draft is approved" in refused.stderr
    promoted = reelflow.run(
        *("promote", str(draft["job_id"]), "--scene", "2", "--json", "--out", str(tmp_path / "full.mp4"))
    )
    assert promoted.returncode == 0, promoted.stderr
    report = json.loads(promoted.stdout)
    assert (report["clips"], report["job_id"] == draft["job_id"]) == (1, False)
    for size, path in {(720, 720): report["video"], (720, 1280): report["also"]["9:16"]}.items():
        found = probe(Path(path))
        assert (found.width, found.height, found.frames, found.decode_errors) == (*size, report["frames"], 0)
