"""Images: built and pushed."""

from __future__ import annotations

import pytest

from tests.explaining import documents as d

CASES = [
    pytest.param(
        d.findings(
            fault=d.fault(
                "build_failed", "Can't build the image: write /x: no space left on device", stage="build"
            )
        ),
        "disk_full",
        ("docker system prune",),
        id="disk full",
    ),
    pytest.param(
        d.findings(fault=d.fault("build_failed", "Can't build the image: pip returned 1", stage="build")),
        "build_failed",
        ("pip returned 1", "make image"),
        id="build failure",
    ),
    pytest.param(
        d.findings(
            fault=d.fault("image", "Image: tag a1 is sha256:1, and sha256:2 was pushed", stage="verify")
        ),
        "tag_taken",
        ("immutable",),
        id="the tag is another image's",
    ),
    pytest.param(
        d.findings(fault=d.fault("push_broken_off", "Can't push: connection reset by peer", stage="push")),
        "push_broken_off",
        ("not sent again",),
        id="push broken off",
    ),
]
