"""The API under fire: whatever its OpenAPI document allows, and forbids, is answered as the document says.

Cases probe every limit of every schema; on top of them, `FUZZ_CASES` are drawn by chance for each operation
(by the same chance each time, unless it is set).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    positive_data_acceptance,
    unsupported_method,
)

from app import jobs
from app.database import session
from app.main import create_app
from app.problems import CONTENT_TYPE
from app.settings import settings as app_settings
from tests.app.editing.films import ORDER, finished_film
from tests.app.files import png

CASES = int(os.environ.get("FUZZ_CASES", "40"))

# No schema says that an asset must be there, or that a duration must fit the type of film.
NEVER = [positive_data_acceptance]
# These lie where ids do: to read one of them is to read a generation of that name.
AMONG_IDS = {"/api/v1/generations/estimate": [unsupported_method, allow_header_conformance]}

api = schemathesis.openapi.from_dict(create_app().openapi())
# Unknown parameters are ignored, as everywhere; whether a session is asked for is a check's to find out.
api.config.generation.update(allow_extra_parameters=False, with_security_parameters=False)


class Belongings:
    """What the session has, made anew once a case has changed it: with these ids there is something to do."""

    def __init__(self, user: httpx.Client) -> None:
        self.headers = {"Authorization": user.headers["Authorization"]}
        self._user = user
        self._ids: dict[str, str] = {}

    def ids(self, path: str) -> dict[str, str]:
        if not self._ids:
            self._ids = self._made(path)
        return self._ids

    def changed(self) -> None:
        self._ids = {}

    def _made(self, path: str) -> dict[str, str]:
        if "{asset_id}" in path:
            files = {"file": ("logo.png", png())}
            asset = self._user.post("/api/v1/assets", files=files, data={"kind": "logo"})
            return {"asset_id": asset.raise_for_status().json()["id"]}
        if path.endswith(("/cancel", "/retry")):
            job = self._user.post("/api/v1/generations", json=ORDER).raise_for_status().json()["id"]
            if path.endswith("/retry"):
                with session() as db:
                    jobs.fail(db, UUID(job), "disk_full", "It failed", "Try again")
            return {"generation_id": job}
        film = finished_film(self._user)
        return {"generation_id": str(film.job_id), "composition_id": str(film.version_id)}


@pytest.fixture
def belongings(surroundings: pytest.MonkeyPatch, sign_in: Callable[[], httpx.Client]) -> Belongings:
    """Of a session that may ask for as much as it likes; calls of Replicate are looked at."""
    surroundings.setenv("RATE_LIMIT_PER_SESSION", "1000000/second")
    surroundings.setenv("RATE_LIMIT_PER_ADDRESS", "1000000/second")
    surroundings.setenv("REPLICATE_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    app_settings.cache_clear()
    return Belongings(sign_in())


@api.parametrize()
@settings(
    max_examples=CASES,
    derandomize="FUZZ_CASES" not in os.environ,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    # The belongings are kept from case to case on purpose.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_answer_is_as_documented(case: Case, belongings: Belongings, server_url: str) -> None:
    path = case.operation.path
    if _is_valid(case, ParameterLocation.PATH):
        own = belongings.ids(path)
        case.path_parameters = {name: own.get(name, value) for name, value in case.path_parameters.items()}
    answer = case.call(base_url=server_url, headers=belongings.headers)
    excluded = NEVER + AMONG_IDS.get(path, [])
    case.validate_response(answer, excluded_checks=excluded, additional_checks=[refusals_are_problems])
    if answer.status_code < 300 and case.method != "GET":
        belongings.changed()


def refusals_are_problems(ctx: object, response: Response, case: Case) -> None:
    if response.status_code >= 400:
        assert response.headers["content-type"] == [CONTENT_TYPE]
        # Of an answer to HEAD there is only the head.
        assert case.method == "HEAD" or response.json()["status"] == response.status_code


def _is_valid(case: Case, location: ParameterLocation) -> bool:
    """Whether what stands there was made to be accepted."""
    component = case.meta.components.get(location) if case.meta else None
    return component is not None and component.mode.is_positive
