"""The Docker engine's answers; with an engine: tests/rehearsal/blocks/test_docker.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.image import (
    BuilderUnavailable,
    DockerBuilder,
    DockerImage,
    LoginRefused,
    PushBrokenOff,
    PushFailed,
    TagTaken,
)
from blocks.image.docker import _refused


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


def test_without_an_engine(tmp_path: Path) -> None:
    for action in (
        lambda: DockerBuilder(base_image="base").build(tmp_path, "t"),
        lambda: DockerBuilder(base_image="base").check(),
    ):
        with pytest.raises(BuilderUnavailable, match="set DOCKER_HOST") as caught:
            action()
        assert caught.value.transient


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("denied: Your authorization token has expired. Reauthenticate and try again.", LoginRefused),
        ("unauthorized: authentication required", LoginRefused),
        ("no basic auth credentials", LoginRefused),
        (
            "tag invalid: The image tag '1' already exists in the 'backend' repository and is immutable",
            TagTaken,
        ),
        ("Put https://…: net/http: TLS handshake timeout", PushBrokenOff),
        ("received unexpected HTTP status: 503 Service Unavailable", PushBrokenOff),
        ("write tcp: connection reset by peer", PushBrokenOff),
        ("toomanyrequests: Rate exceeded", PushBrokenOff),
        ("name unknown: The repository with name 'x' does not exist", PushFailed),
    ],
)
def test_what_a_refusal_means(said: str, kind: type[PushFailed]) -> None:
    assert type(_refused("Can't push", said)) is kind


def test_an_image_is_a_value_that_can_be_kept() -> None:
    image = DockerImage(id="sha256:0f")
    assert DockerImage.model_validate_json(image.model_dump_json()) == image
