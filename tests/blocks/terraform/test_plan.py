"""Plans as Terraform recorded them, and what they are read as."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from blocks.terraform import MASK, UNKNOWN, AttributeChange, Plan, Redactor, Summary, read_plan
from blocks.terraform.plan import _without_index

RECORDED = Path(__file__).parent / "recorded"
CANARY = "canary-5up3r-s3cret"
NAMES = sorted(file.stem for file in RECORDED.glob("*.json"))


def document(name: str) -> dict[str, Any]:
    return json.loads((RECORDED / f"{name}.json").read_text())


def plan(name: str) -> Plan:
    return read_plan(document(name))


@pytest.mark.parametrize(
    ("name", "summary", "destroyed"),
    [
        ("create", Summary(create=3), ()),
        ("nothing", Summary(), ()),
        ("output", Summary(), ()),
        ("password", Summary(update=1), ()),
        ("grow", Summary(create=2, update=1), ()),
        ("shrink", Summary(update=1, delete=2), ("terraform_data.worker[1]", "terraform_data.worker[2]")),
        ("replace", Summary(create=1, update=1, replace=1), ("terraform_data.database",)),
        (
            "destroy",
            Summary(delete=3),
            ("terraform_data.database", "terraform_data.service", "terraform_data.worker[0]"),
        ),
        ("moved", Summary(moved=3), ()),
        ("forget", Summary(create=3, forget=3), ()),
    ],
)
def test_what_a_plan_does(name: str, summary: Summary, destroyed: tuple[str, ...]) -> None:
    read = plan(name)
    assert read.summary() == summary
    assert tuple(change.address for change in read.destructive) == destroyed


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_empty_when_terraform_says_so(name: str) -> None:
    assert plan(name).is_empty is not document(name)["applyable"]


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_in_a_plan(name: str) -> None:
    assert CANARY in json.dumps(document(name))
    read = plan(name)
    told = read.model_dump_json() + repr(read) + repr(read.blast_radius()) + str(read.summary())
    assert CANARY not in told


def test_the_redactor_knows_the_secrets_afterwards() -> None:
    redactor = Redactor()
    read_plan(document("nothing"), redactor)
    assert redactor.text(f"it was {CANARY}") == f"it was {MASK}"


def test_a_replacement_tells_why_and_what() -> None:
    [change] = plan("replace").destructive
    assert change.reason == "replace_because_cannot_update"
    assert change.replace_paths == ("triggers_replace",)
    assert AttributeChange(path="triggers_replace[0]", before="17", after="18") in change.attributes
    assert next(a for a in change.attributes if a.path == "id").after == UNKNOWN
    assert change.before
    assert change.before["input"] == {"name": "films", "password": MASK}


def test_a_replacement_names_what_is_built_upon_it() -> None:
    [blast] = plan("replace").blast_radius()
    assert blast.dependents == ("terraform_data.service", "terraform_data.worker[0]")


def test_a_new_password_is_a_change_that_shows_nothing() -> None:
    [change] = plan("password").changes
    assert change.attributes[0] == AttributeChange(path="input.password", before=MASK, after=MASK)


def test_outputs_are_known_before_the_apply_where_terraform_can_tell() -> None:
    outputs = {output.name: output for output in plan("create").outputs}
    assert outputs["service"].after == {"id": UNKNOWN, "tasks": 1}
    assert outputs["password"].after == MASK


def test_an_identical_plan_means_the_same() -> None:
    assert plan("replace").meaning() == plan("replace-again").meaning()


def test_every_other_plan_means_something_else() -> None:
    # A change of outputs does nothing to AWS, and a password's content is nobody's business.
    same = {"output": "nothing", "password-other": "password", "replace-again": "replace"}
    meanings = {name: plan(name).meaning() for name in NAMES}
    assert len(set(meanings.values())) == len(NAMES) - len(same)
    assert all(meanings[one] == meanings[other] for one, other in same.items())


def _touch(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(found: dict[str, Any]) -> None:
        *way, last = path.split("/")
        target: Any = found
        for step in way:
            target = target[int(step)] if isinstance(target, list) else target[step]
        target[int(last) if isinstance(target, list) else last] = value

    return change


DATABASE = "resource_changes/0/change"


@pytest.mark.parametrize(
    ("touch", "same"),
    [
        (_touch("timestamp", "2030-01-01T00:00:00Z"), True),
        (_touch("terraform_version", "1.99.0"), True),
        # Something that AWS keeps changing by itself, on a resource that is replaced.
        (_touch(f"{DATABASE}/before/output", {"name": "another", "password": "another"}), True),
        (_touch(f"{DATABASE}/after/triggers_replace", ["19"]), False),
        (_touch(f"{DATABASE}/before/triggers_replace", ["16"]), False),
        (_touch(f"{DATABASE}/before/id", "another instance under the same address"), False),
        (_touch(f"{DATABASE}/actions", ["delete"]), False),
        (_touch("resource_changes/0/address", "terraform_data.other"), False),
    ],
)
def test_what_counts_for_the_meaning(touch: Callable[[dict[str, Any]], None], same: bool) -> None:
    changed = deepcopy(document("replace"))
    assert changed["resource_changes"][0]["address"] == "terraform_data.database"
    touch(changed)
    assert (read_plan(changed).meaning() == plan("replace").meaning()) is same


def test_the_order_of_resources_does_not_count() -> None:
    turned = document("replace")
    turned["resource_changes"].reverse()
    assert read_plan(turned).meaning() == plan("replace").meaning()


def resource(actions: list[str], **change: Any) -> dict[str, Any]:
    """A change as Terraform writes it, of a database."""
    before = {"id": "db-1", "allocated_storage": 20, "password": None}
    return {
        "resource_changes": [
            {
                "address": "module.database.aws_db_instance.this",
                "module_address": "module.database",
                "mode": "managed",
                "type": "aws_db_instance",
                "name": "this",
                "change": {"actions": actions, "before": before, "after": before, **change},
            }
        ]
    }


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        (["no-op"], "no-op"),
        (["create"], "create"),
        (["read"], "read"),
        (["update"], "update"),
        (["delete"], "delete"),
        (["delete", "create"], "replace"),
        (["create", "delete"], "replace"),
        (["forget"], "forget"),
        (["create", "forget"], "create"),
    ],
)
def test_actions(actions: list[str], action: str) -> None:
    assert read_plan(resource(actions)).resources[0].action == action


def test_an_import_is_told_and_is_something_to_do() -> None:
    read = read_plan(resource(["no-op"], importing={"id": "ai-video-db"}))
    assert read.changes[0].imported == "ai-video-db"
    assert str(read.summary()) == "1 to take over"


def test_drift_is_told_with_what_was_changed() -> None:
    found = resource(["no-op"])
    after = {"id": "db-1", "allocated_storage": 40, "password": None}
    found["resource_drift"] = resource(["update"], after=after)["resource_changes"]
    read = read_plan(found)
    assert read.is_empty
    assert read.summary() == Summary(drifted=1)
    assert read.drift[0].attributes == (AttributeChange(path="allocated_storage", before=20, after=40),)


@pytest.mark.parametrize(
    ("actions", "after", "drifted"),
    [
        (["update"], {"latest_restorable_time": "12:05"}, 0),
        (["update"], {"latest_restorable_time": "12:05", "allocated_storage": 40}, 1),
        (["delete"], None, 1),
        (["no-op"], {"latest_restorable_time": "12:00"}, 0),
    ],
)
def test_what_changes_by_itself_is_no_drift(
    actions: list[str], after: dict[str, Any] | None, drifted: int
) -> None:
    before = {"latest_restorable_time": "12:00"}
    drift = resource(actions, before=before, after=after)["resource_changes"]
    assert read_plan({"resource_drift": drift}).summary().drifted == drifted


@pytest.mark.parametrize(
    ("change", "consequence"),
    [
        ({"actions": ["delete"]}, "every row of the database is lost"),
        ({"actions": ["delete", "create"]}, "address changes"),
        ({"actions": ["delete"], "before": {"deletion_protection": True}}, "refused by AWS"),
        ({"actions": ["delete"], "before": {"skip_final_snapshot": False}}, "a last snapshot is taken"),
    ],
)
def test_the_consequence_of_losing_the_database(change: dict[str, Any], consequence: str) -> None:
    [blast] = read_plan(resource(**change)).blast_radius()
    assert consequence in blast.consequence


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("aws_s3_bucket.media", "aws_s3_bucket.media"),
        ('module.service["backend"].aws_ecs_service.this[0]', "module.service.aws_ecs_service.this"),
        ('aws_x.y["a[0].\\"b\\""]', "aws_x.y"),
    ],
)
def test_addresses_without_their_index(address: str, bare: str) -> None:
    assert _without_index(address) == bare


def test_a_plan_survives_being_kept() -> None:
    read = plan("replace")
    kept = Plan.model_validate_json(read.model_dump_json())
    assert kept == read
    assert kept.meaning() == read.meaning()
