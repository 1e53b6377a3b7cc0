"""Task definitions: what is registered again, and when two are the same."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from blocks.ecs.definition import content, digest_of, read, registerable, with_image

DESCRIBED: dict[str, Any] = {
    "taskDefinitionArn": "arn:aws:ecs:us-east-2:123456789012:task-definition/ai-video-backend:7",
    "family": "ai-video-backend",
    "revision": 7,
    "status": "ACTIVE",
    "registeredAt": "2026-11-24",
    "registeredBy": "arn:aws:iam::123456789012:user/me",
    "compatibilities": ["EC2", "FARGATE"],
    "requiresAttributes": [{"name": "x"}],
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "512",
    "memory": "1024",
    "volumes": [],
    "containerDefinitions": [
        {
            "name": "backend",
            "image": "repo:unreleased",
            "command": ["serve"],
            "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
            "secrets": [{"name": "SECRET_KEY", "valueFrom": "arn:aws:secretsmanager:…:SECRET_KEY::"}],
            "mountPoints": [],
            "cpu": 0,
        },
        {"name": "sidecar", "image": "other:1"},
    ],
}


def changed(**more: Any) -> dict[str, Any]:
    copy = deepcopy(DESCRIBED)
    copy["containerDefinitions"][0] |= more
    return copy


def test_a_revision_is_read() -> None:
    found = read(changed(image="repo@sha256:0f"), "backend")
    assert (found.revision, found.image, found.digest) == (7, "repo@sha256:0f", "sha256:0f")
    assert found.active
    assert found.secrets == ("arn:aws:secretsmanager:…:SECRET_KEY::",)


@pytest.mark.parametrize(
    ("image", "digest"),
    [("repo@sha256:0f", "sha256:0f"), ("repo:tag", None), ("host:5000/repo", None), ("", None)],
)
def test_an_image_is_named_by_its_digest(image: str, digest: str | None) -> None:
    assert digest_of(image) == digest


def test_only_what_can_be_registered_is_kept() -> None:
    kept = registerable(DESCRIBED)
    assert kept.keys() == {
        "family", "requiresCompatibilities", "networkMode", "cpu", "memory", "containerDefinitions",
    }  # fmt: skip


def test_only_the_services_container_gets_the_image() -> None:
    made = with_image(registerable(DESCRIBED), "backend", "repo@sha256:0f")
    assert [c["image"] for c in made["containerDefinitions"]] == ["repo@sha256:0f", "other:1"]
    assert DESCRIBED["containerDefinitions"][0]["image"] == "repo:unreleased"
    with pytest.raises(KeyError):
        with_image(DESCRIBED, "worker", "repo@sha256:0f")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (deepcopy(DESCRIBED), True),
        (DESCRIBED | {"taskDefinitionArn": "…:8", "revision": 8, "registeredAt": "2027"}, True),
        (changed(environment=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]), True),
        (changed(portMappings=[]), True),
        (changed(image="repo:other"), False),
        (changed(command=["worker"]), False),
        (changed(command=["serve", "--now"]), False),
        (changed(environment=[{"name": "A", "value": "1"}]), False),
        (DESCRIBED | {"cpu": "1024"}, False),
        (DESCRIBED | {"family": "another"}, False),
    ],
)
def test_what_makes_another_revision(other: dict[str, Any], same: bool) -> None:
    assert (content(registerable(other)) == content(registerable(DESCRIBED))) is same
