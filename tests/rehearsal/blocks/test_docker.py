"""Building and pushing with a Docker engine: SANDBOX_ENGINE=docker, where one can be had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from blocks.image import (
    Builder,
    BuildFailed,
    DockerBuilder,
    DockerImage,
    Progress,
    this_platform,
)
from blocks.registry import Registry
from tests.rehearsal.sandbox.conftest import ENGINE, Account

pytestmark = pytest.mark.skipif(ENGINE != "docker", reason="the sandbox runs processes")

Checkout = Callable[..., Path]


@pytest.fixture
def image(builder: Builder, checkout: Checkout) -> DockerImage:
    built = builder.build(checkout(uuid4().hex), "t")
    assert isinstance(built, DockerImage)
    return built


def test_it_builds_and_pushes(registry: Registry, builder: Builder, checkout: Checkout) -> None:
    told: list[Progress] = []
    image = builder.build(checkout(uuid4().hex), "t", told.append)
    assert any(progress.message.startswith("Step 2/") for progress in told)
    assert told[-1].done == 1.0
    tag = uuid4().hex[:20]
    told.clear()
    digest = registry.push(image, tag, told.append)
    assert registry.digest_of(tag) == digest
    assert any(progress.done for progress in told)


def test_a_tag_that_is_taken_is_kept(
    registry: Registry, builder: Builder, image: DockerImage, checkout: Checkout
) -> None:
    tag = uuid4().hex[:20]
    digest = registry.push(image, tag)
    other = builder.build(checkout("other"), "t2")
    assert registry.push(other, tag) == digest


def test_a_login_that_ends_on_the_way_is_renewed(
    account: Account, registry: Registry, image: DockerImage
) -> None:
    account.cloud.faults.on("registry", "Push", error="UNAUTHORIZED", status=401, times=1)
    try:
        assert registry.push(image, uuid4().hex[:20]).startswith("sha256:")
    finally:
        account.cloud.faults.off()


def test_a_build_that_fails_says_what_it_said(builder: Builder, checkout: Checkout) -> None:
    source = checkout("1")
    (source / "Dockerfile").write_text("ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN echo no room; exit 7\n")
    with pytest.raises(BuildFailed, match="returned a non-zero code: 7") as caught:
        builder.build(source, "t")
    assert "no room" in caught.value.log


def test_what_it_would_build_upon(account: Account, builder: Builder) -> None:
    assert account.cloud.base_image in builder.check()
    with pytest.raises(BuildFailed, match="no base image"):
        DockerBuilder(base_image="127.0.0.1:1/none:1", platform=this_platform()).check()
