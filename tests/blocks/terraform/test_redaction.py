"""Secrets stay out, in whatever form and wherever they stand."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from blocks.terraform.redaction import MASK, Redactor

SECRET = 'p"a$s w/o%rd'


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (SECRET, MASK),
        (f"user:{SECRET}@host", f"user:{MASK}@host"),
        (json.dumps({"p": SECRET}), f'{{"p": "{MASK}"}}'),
        (json.dumps({"p": json.dumps(SECRET)}), f'{{"p": "\\"{MASK}\\""}}'),
        (f"https://u:{quote(SECRET, safe='')}@host", f"https://u:{MASK}@host"),
        (f"Basic {base64.b64encode(SECRET.encode()).decode()}", f"Basic {MASK}"),
        ("nothing of it", "nothing of it"),
        ("", ""),
    ],
)
def test_a_secret_is_masked_in_every_form(said: str, shown: str) -> None:
    assert Redactor([SECRET]).text(said) == shown


def test_the_longest_secret_is_masked_first() -> None:
    assert Redactor(["secret", "secret-and-more"]).text("secret-and-more, secret") == f"{MASK}, {MASK}"


def test_a_key_of_many_lines_is_masked_line_by_line() -> None:
    key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA1\nshort\n-----END KEY-----"
    assert "MIIEpAIBAAKCAQEA1" not in Redactor([key]).text("line: MIIEpAIBAAKCAQEA1")


def test_short_words_are_no_secrets_to_look_for() -> None:
    redactor = Redactor(["prod", "  1  ", ""])
    assert redactor.text("prod has 1 task") == "prod has 1 task"


VALUE = {"user": "reelflow", "pass": "hunter22", "tags": ["a", "hunter22"], "port": 5432, "key": None}


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        (False, VALUE),
        (True, MASK),
        ({"pass": True}, VALUE | {"pass": MASK}),
        ({"tags": [False, True], "port": True}, VALUE | {"tags": ["a", MASK], "port": MASK}),
        ({"key": True, "absent": True}, VALUE),
    ],
)
def test_what_is_marked_is_masked_where_it_stands(marks: object, shown: object) -> None:
    assert Redactor().value(VALUE, marks) == shown


def test_what_is_marked_once_is_masked_everywhere() -> None:
    redactor = Redactor()
    redactor.learn_marked({"input": {"password": "hunter22"}}, {"input": {"password": True}})
    assert redactor.value({"output": "hunter22", "url": "u:hunter22@h"}) == {
        "output": MASK,
        "url": f"u:{MASK}@h",
    }


@pytest.mark.parametrize(
    "name",
    ["password", "master_password", "auth_token", "secret_string", "PRIVATE_KEY", "api_key", "SECRET_KEY"],
)
def test_names_of_secrets_are_a_second_net(name: str) -> None:
    redactor = Redactor()
    redactor.learn_marked({name: "hunter22"}, False)
    assert redactor.value({name: "x"}) == {name: MASK}
    assert redactor.text("hunter22") == MASK


@pytest.mark.parametrize(
    "name", ["secret_arn", "password_version", "token_validity", "keyboard", "kms_key_id"]
)
def test_names_that_only_look_like_it_are_shown(name: str) -> None:
    assert Redactor().value({name: "arn:aws:…"}) == {name: "arn:aws:…"}


def test_nothing_of_it_is_shown_by_repr() -> None:
    assert "hunter22" not in repr(Redactor(["hunter22"]))
