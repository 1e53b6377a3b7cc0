"""Pushing to a real registry behind ECR's logins."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from blocks.aws import AwsDenied
from blocks.image import (
    ArchiveBuilder,
    ArchiveImage,
    Login,
    LoginRefused,
    Progress,
    PushBrokenOff,
    PushFailed,
)
from blocks.registry import Registry
from tests.rehearsal.sandbox.conftest import Account


@pytest.fixture
def image(checkout: Callable[..., Path], tmp_path: Path) -> ArchiveImage:
    return ArchiveBuilder(tmp_path / "images").build(checkout(uuid4().hex), "t")


@pytest.fixture
def tag() -> str:
    return uuid4().hex[:20]


def test_what_was_pushed_is_found_by_its_digest(registry: Registry, image: ArchiveImage, tag: str) -> None:
    told: list[Progress] = []
    assert registry.digest_of(tag) is None
    digest = registry.push(image, tag, told.append)
    assert digest == image.digest
    assert registry.digest_of(tag) == registry.digest_of(digest) == digest
    assert registry.digest_of(f"sha256:{'0' * 64}") is None
    assert registry.reference(digest) == f"{registry.repository_url}@{digest}"
    assert told[-1].done == 1.0
    assert all(a.done <= b.done for a, b in pairwise(told) if a.done and b.done)


def test_what_is_there_already_is_not_sent_again(registry: Registry, image: ArchiveImage, tag: str) -> None:
    registry.push(image, tag)
    told: list[Progress] = []
    registry.push(image, f"{tag}-2", told.append)
    assert [progress.message for progress in told[:-1]] == [p.message for p in told if "already" in p.message]


def test_a_tag_that_is_taken_is_kept(
    registry: Registry, image: ArchiveImage, tag: str, checkout: Callable[..., Path], tmp_path: Path
) -> None:
    registry.push(image, tag)
    other = ArchiveBuilder(tmp_path / "others").build(checkout("other"), "t")
    assert other.digest != image.digest
    assert registry.push(other, tag) == image.digest


def test_a_login_that_ends_on_the_way_is_renewed(
    account: Account, registry: Registry, image: ArchiveImage, tag: str
) -> None:
    account.cloud.faults.on("registry", "Push", error="UNAUTHORIZED", status=401, skip=1, times=1)
    try:
        assert registry.push(image, tag) == image.digest
    finally:
        account.cloud.faults.off()


def test_a_push_that_breaks_off_can_be_tried_again(
    account: Account, registry: Registry, image: ArchiveImage, tag: str
) -> None:
    account.cloud.faults.on("registry", "Push", error="connection", skip=2, times=1)
    with pytest.raises(PushBrokenOff) as caught:
        registry.push(image, tag)
    assert caught.value.transient
    assert registry.digest_of(tag) is None
    assert registry.push(image, tag) == image.digest


def test_a_wrong_login_is_refused(registry: Registry, image: ArchiveImage, tag: str) -> None:
    good = registry.login()
    assert good.password.get_secret_value() not in repr(good)
    wrong = Login(url=good.url, user=good.user, password=SecretStr("wrong"))
    with pytest.raises(LoginRefused) as caught:
        image.push(wrong, registry.repository_url, tag)
    assert "wrong" not in str(caught.value)


def test_a_repository_that_is_not_there(registry: Registry, image: ArchiveImage, tag: str) -> None:
    host = registry.repository_url.partition("/")[0]
    other = registry.model_copy(update={"repository_url": f"{host}/nowhere"})
    with pytest.raises(PushFailed):
        other.push(image, tag)


def test_no_right_to_log_in(account: Account, registry: Registry) -> None:
    account.cloud.faults.on(
        "ecr", "GetAuthorizationToken", error="AccessDeniedException", status=400, times=1
    )
    with pytest.raises(AwsDenied):
        registry.login()
