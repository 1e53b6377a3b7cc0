"""No secret comes through, whatever dress it wears; what is no secret does."""

from typing import Any

import pytest
from pydantic import SecretStr

from app.masking import Masker, known_secrets
from app.settings import LOCAL_SECRET_KEY, Settings

CANARY = "c4naryc4naryc4nary"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"authorization: basic {CANARY}",
        f"subprotocols: reelflow.v1, bearer.{CANARY}",
        f"headers: [(b'authorization', b'Bearer {CANARY}')]",
        f"{{'Authorization': 'Token {CANARY} and more {CANARY}'}}",
        f"session rf_{CANARY} is over",
        f"r8_{CANARY}",
        f"whsec_{CANARY}+/=",
        f"postgresql://me:{CANARY}@db.internal:5432/reelflow",
        f"postgresql+psycopg://me:{CANARY}@/x?host=/run",
        f"redis://:{CANARY}@cache:6379/0",
        f"host=db password={CANARY} user=me",
        f"host=db password='{CANARY} {CANARY}' user=me",
        f"GET /media/a.mp4?expires=1&signature={CANARY}&filename=x",
        f"https://b.s3.amazonaws.com/k?X-Amz-Credential=AK&X-Amz-Signature={CANARY}&X-Amz-Expires=60",
        f"https://b.s3.amazonaws.com/k?X-Amz-Security-Token={CANARY}",
        f'{{"replicate_api_token": "{CANARY}"}}',
        f"dict(api_key={CANARY})",
        f"Set-Cookie: {CANARY}",
    ],
)
def test_secrets_are_hidden_by_their_form(text: str) -> None:
    assert CANARY not in Masker().text(text)


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/v1/generations/3f6c0e7e-58a6-4a5e-9d3c-0d7b3c1c2f11",
        "Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)",
        "A red kettle at dawn: basic shapes, key light: warm",
        "Waiting for application startup.",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert Masker().text(text) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"password": CANARY, "status": 200}, {"password": "***", "status": 200}),
        ({"X-Api-Key": 1234}, {"X-Api-Key": "***"}),
        ({"token": None}, {"token": None}),
        ([("a", {"client_secret": CANARY})], [["a", {"client_secret": "***"}]]),
        (SecretStr(CANARY), "**********"),
        (ValueError(f"password={CANARY}"), "password=***"),
        (b"Bearer abcdefgh", "b'Bearer ***'"),
        (1.5, 1.5),
        (True, True),
    ],
)
def test_values_of_every_kind(value: Any, shown: Any) -> None:
    assert Masker().value(value) == shown


def test_known_secrets_are_hidden_wherever_they_stand() -> None:
    masker = Masker({CANARY, f"{CANARY}-longer", "short"})
    assert masker.text(f"<{CANARY}-longer|{CANARY}|short>") == "<***|***|short>"


def test_what_the_process_was_given_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Settings(
        database_url=SecretStr("postgresql://me:an%20escaped%2Fpassword@db/x"),
        replicate_api_token=SecretStr("a-replicate-token"),
    )
    known = known_secrets(given, {"AWS_SECRET_ACCESS_KEY": "an-aws-secret", "HOME": "/home/somebody"})
    assert {"an%20escaped%2Fpassword", "an escaped/password", "a-replicate-token", "an-aws-secret"} <= known
    assert not {LOCAL_SECRET_KEY, "/home/somebody"} & known
