"""What the environment may say, and that it is all written down."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.settings import LOCAL_SECRET_KEY, Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
REAL = SecretStr("k" * 32)


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def _example() -> dict[str, str]:
    lines = (line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(_example()) == {name.upper() for name in Settings.model_fields}


def test_the_example_explains_every_setting() -> None:
    paragraphs = EXAMPLE.read_text().split("\n\n")
    for name, field in Settings.model_fields.items():
        [paragraph] = [part for part in paragraphs if f"\n{name.upper()}=" in part]
        assert paragraph.startswith("# ")
        assert field.description


def test_the_example_is_what_holds_without_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE.read_text())
    assert Settings() == Settings(_env_file=None)  # pyright: ignore[reportCallIssue]


def test_the_embedded_stack_is_the_default(tmp_path: Path) -> None:
    default = Settings()
    assert (default.database_url, default.redis_url, default.replicate_api_token) == (None, None, None)
    assert default.reelflow_home == tmp_path / ".reelflow"
    assert default.media_url == (tmp_path / ".reelflow" / "media").as_uri()


def test_the_environment_is_read_and_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=ERROR\nDATABASE_POOL_SIZE=9\nPREFECT_API_URL=http://x\n")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    assert (Settings().log_level, Settings().database_pool_size) == ("DEBUG", 9)


@pytest.mark.parametrize("environment", ["sandbox", "dev", "staging", "prod"])
@pytest.mark.parametrize("key", [None, "", LOCAL_SECRET_KEY, "k" * 31])
def test_a_weak_secret_key_is_refused_outside_local(
    monkeypatch: pytest.MonkeyPatch, environment: str, key: str | None
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    if key is not None:
        monkeypatch.setenv("SECRET_KEY", key)
    with pytest.raises(ValidationError, match="SECRET_KEY must be 32 or more characters"):
        Settings()
    monkeypatch.setenv("SECRET_KEY", REAL.get_secret_value())
    assert Settings().secret_key == REAL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "production"),
        ("LOG_LEVEL", "LOUD"),
        ("DATABASE_POOL_SIZE", "0"),
        ("MEDIA_URL", "ftp://host/x"),
        ("MEDIA_URL", "s3://"),
        ("MEDIA_URL", "file://host/x"),
        ("MEDIA_URL", "media"),
    ],
)
def test_malformed_values_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize("value", ["s3://bucket", "s3://bucket/prefix", "file:///srv/media"])
def test_places_for_media(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MEDIA_URL", value)
    assert Settings().media_url == value


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "REPLICATE_API_TOKEN"):
        monkeypatch.setenv(name, "hidden-word")
    assert "hidden-word" not in repr(Settings())


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        (
            "postgresql://reelflow@db:5432/films?sslmode=require",
            "reelflow:a%2Fb%40c@db:5432/films?sslmode=require",
        ),
        ("postgresql://reelflow:own@db/films", "reelflow:own@db/films"),
    ],
)
def test_a_password_that_comes_alone_goes_into_its_address(url: str, whole: str) -> None:
    made = Settings(database_url=SecretStr(url), database_password=SecretStr("a/b@c"))
    assert made.database_url
    assert made.database_url.get_secret_value() == f"postgresql://{whole}"


def test_so_does_that_of_redis_which_names_no_user() -> None:
    made = Settings(redis_url=SecretStr("rediss://cache:6379/0"), redis_password=SecretStr("p:w"))
    assert made.redis_url
    assert made.redis_url.get_secret_value() == "rediss://:p%3Aw@cache:6379/0"


def test_a_password_without_an_address_changes_nothing() -> None:
    assert Settings(database_password=SecretStr("alone")).database_url is None


@pytest.mark.parametrize(
    "origins", ["*", "example.com", "https://example.com/", "https://a.example/page", "null"]
)
def test_what_is_no_origin_is_refused(origins: str) -> None:
    with pytest.raises(ValidationError, match=r"no origin|more than scheme"):
        Settings(cors_origins=f"https://films.example.com, {origins}")
