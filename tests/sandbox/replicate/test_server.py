"""The stand-in as a process, and Replicate's own client with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from replicate.client import Client
from replicate.exceptions import ReplicateError

from app.settings import Settings
from sandbox.errors import SandboxFailed
from sandbox.replicate.__main__ import main
from sandbox.replicate.running import StandIn, stand_in
from tests.sandbox.replicate.conftest import CLIP, SEEDANCE


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with stand_in(tmp_path_factory.mktemp("replicate"), "--quick", "--held-s", "0.1") as at:
        yield at


@pytest.fixture
def http(running: StandIn) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {running.token}"}
    with httpx.Client(base_url=running.url, headers=headers, trust_env=False, timeout=30) as client:
        yield client
    running.no_faults()


def test_replicates_own_client_takes_it_for_replicate(running: StandIn) -> None:
    client = Client(running.token, base_url=running.url, trust_env=False)
    client.poll_interval = 0.02
    assert client.accounts.current().username == "stand-in"
    assert client.webhooks.default.secret().key == running.webhook_secret()
    model = client.models.get("bytedance/seedance-1-lite")
    assert model.latest_version
    prediction = client.predictions.create(model.latest_version, CLIP)
    prediction.wait()
    assert prediction.status == "succeeded"
    assert isinstance(prediction.output, str)
    assert prediction.id in [item.id for item in client.predictions.list().results]
    words = client.run("openai/gpt-5-mini", {"prompt": "A lamp"})
    assert "A lamp" in "".join(words)
    with pytest.raises(ReplicateError, match="prompt is required"):
        client.models.predictions.create("bytedance/seedance-1-lite", {})


def test_the_connection_is_cut_where_an_answer_is_lost(running: StandIn, http: httpx.Client) -> None:
    before = running.bill()["count"]
    running.fault("timeout_after_acceptance", times=1)
    with pytest.raises(httpx.TransportError):
        http.post(SEEDANCE, json={"input": CLIP})
    assert running.bill()["count"] == before + 1
    assert running.met()["timeout_after_acceptance"] == 1


def test_a_download_breaks_off(running: StandIn, http: httpx.Client) -> None:
    running.fault("cut_off_download", times=1)
    made = http.post(SEEDANCE, json={"input": CLIP}, headers={"Prefer": "wait"}).json()
    with pytest.raises(httpx.TransportError):
        httpx.get(made["output"], trust_env=False)
    whole = httpx.get(made["output"], trust_env=False)
    assert len(whole.content) == int(whole.headers["content-length"])


def test_the_application_knows_what_it_is_told_of_it(running: StandIn) -> None:
    environment = running.environment()
    assert {name.lower() for name in environment} <= set(Settings.model_fields)
    assert environment["REPLICATE_WEBHOOK_SECRET"].startswith("whsec_")


def test_what_is_no_fault_is_refused(running: StandIn) -> None:
    with pytest.raises(SandboxFailed, match="rate_limited"):
        running.fault("flood")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--faults", "flood=0.1"], "rate_limited"),
        (["--models", "nowhere.toml"], "can't be read"),
        (["--credit-usd", "much"], "10.00"),
    ],
)
def test_arguments_that_are_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    try:
        code = main(["--home", str(tmp_path / "home"), *arguments])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
