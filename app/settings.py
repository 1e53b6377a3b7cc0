"""What the surroundings decide: read from the environment and from ``.env`` in the working directory."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote, urlsplit

from limits import parse
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_SECRET_KEY = "insecure-local-key"
SHORTEST_SECRET_KEY = 32


class Environment(StrEnum):
    """Where this process runs."""

    LOCAL = "local"
    SANDBOX = "sandbox"
    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


class Settings(BaseSettings):
    """Every setting of Reelflow; each is the environment variable of the same name in capitals.

    Raises:
        pydantic.ValidationError: a value is malformed, or outside ``local`` the secret key is missing,
            the default, or shorter than 32 characters.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )

    environment: Environment = Environment.LOCAL
    """Where this runs: local, sandbox, dev, staging or prod. Outside local, SECRET_KEY must be a real one."""

    secret_key: SecretStr = SecretStr(LOCAL_SECRET_KEY)
    """Signs download links. At least 32 characters outside local."""

    reelflow_home: Path = Path(".reelflow")
    """Directory of the embedded stack's state; a relative path counts from the working directory."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least severe log records that are written."""

    log_format: Literal["text", "json"] = "text"
    """How log records are written: text for people, json with one object a line for machines."""

    database_url: SecretStr | None = None
    """PostgreSQL 15 or later, postgresql://user:password@host:5432/name. Unset: the embedded server."""

    database_pool_size: int = Field(default=5, ge=1, le=100)
    """Database connections that one process keeps open; as many again may be opened under load."""

    database_password: SecretStr | None = None
    """Of the user that DATABASE_URL names without one: secrets come alone, from a secret store."""

    redis_url: SecretStr | None = None
    """Redis 7 or later, redis://:password@host:6379/0 (rediss: over TLS). Unset: the embedded server."""

    redis_password: SecretStr | None = None
    """For a REDIS_URL that has none."""

    media_url: str = ""
    """Where media is kept: file:///directory or s3://bucket/prefix. Unset: media/ in REELFLOW_HOME."""

    s3_endpoint_url: str | None = None
    """Address of an S3-compatible server. Unset: AWS."""

    public_url: str | None = None
    """Address under which people reach the API, as https://films.example.com. Unset: the request's own."""

    cors_origins: str = ""
    """Other sites whose pages may use the API: origins as https://example.com, separated by commas."""

    rate_limit_per_session: str = "600/minute"
    """Requests that one session may make, as count/period. The load of a page is about 30 a minute."""

    rate_limit_per_address: str = "1200/minute"
    """Requests without a session, new sessions, uploads and films that one address may ask for."""

    webhook_private_addresses: bool = False
    """Whether webhooks may go to private addresses and to plain http. In local they may in any case."""

    c2pa_certificate: str | None = None
    """Who signs the films' C2PA manifests: a PEM chain, the signer's first, or the path of a file with it.
    Unset: a development certificate that nobody else trusts in local and sandbox; elsewhere, no manifest."""

    c2pa_private_key: SecretStr | None = None
    """The signer's key: PEM without a password, or the path of a file with it."""

    c2pa_prompts: bool = True
    """Whether a manifest shows what each model was told. It is public: whoever has the film can read it."""

    replicate_api_token: SecretStr | None = None
    """Token for Replicate's models. Unset: the built-in planner, clips, score and voice."""

    replicate_api_url: str = "https://api.replicate.com"
    """Address of Replicate's API."""

    replicate_webhook_secret: SecretStr | None = None
    """Replicate's webhook signing secret, whsec_…. Unset: webhooks are refused, and none are asked for."""

    replicate_models: Path | None = None
    """TOML file of the models and their prices. Unset: blocks/replicate/models.toml."""

    replicate_settles_within_s: float = Field(default=15.0, ge=0)
    """Seconds for which an order that Replicate did not answer is looked for before it is sent again."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        # The model is frozen for its users; a relative home must not follow a later chdir.
        home = self.reelflow_home.expanduser().absolute()
        object.__setattr__(self, "reelflow_home", home)
        object.__setattr__(self, "media_url", self.media_url or (home / "media").as_uri())
        return self

    @model_validator(mode="after")
    def _passwords_are_in_place(self) -> Self:
        for url, password in (("database_url", "database_password"), ("redis_url", "redis_password")):
            if getattr(self, url) and getattr(self, password):
                whole = _with_password(getattr(self, url), getattr(self, password))
                object.__setattr__(self, url, whole)
        return self

    @field_validator("cors_origins")
    @classmethod
    def _origins_are_origins(cls, origins: str) -> str:
        for origin in filter(None, map(str.strip, origins.split(","))):
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.hostname or origin != parts.geturl():
                raise ValueError(f"{origin!r} is no origin, such as https://example.com")
            if parts.path or parts.query or parts.fragment:
                raise ValueError(f"{origin!r} has more than scheme, host and port; leave the rest away")
        return origins

    @model_validator(mode="after")
    def _media_url_is_known(self) -> Self:
        address = urlsplit(self.media_url)
        directory = address.scheme == "file" and not address.netloc and address.path.startswith("/")
        bucket = address.scheme == "s3" and address.netloc
        if not (directory or bucket):
            raise ValueError(
                f"MEDIA_URL {self.media_url!r} is neither file:///directory nor s3://bucket/prefix"
            )
        return self

    @field_validator("rate_limit_per_session", "rate_limit_per_address")
    @classmethod
    def _rate_limit_is_known(cls, limit: str) -> str:
        try:
            parse(limit)
        except ValueError as error:
            raise ValueError(f"{limit!r} is not count/period, such as 600/minute or 20/second") from error
        return limit

    @model_validator(mode="after")
    def _signer_is_whole(self) -> Self:
        if (self.c2pa_certificate is None) != (self.c2pa_private_key is None):
            raise ValueError("C2PA_CERTIFICATE and C2PA_PRIVATE_KEY go together: set both, or neither")
        return self

    @model_validator(mode="after")
    def _secret_key_is_real(self) -> Self:
        if self.environment is Environment.LOCAL:
            return self
        key = self.secret_key.get_secret_value()
        if key == LOCAL_SECRET_KEY or len(key) < SHORTEST_SECRET_KEY:
            raise ValueError(
                f"SECRET_KEY must be {SHORTEST_SECRET_KEY} or more characters in {self.environment.value}; "
                "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return self


def _with_password(url: SecretStr, password: SecretStr) -> SecretStr:
    """The address with a password where it has none. What can't be read is left to who uses it."""
    address = url.get_secret_value()
    scheme, separator, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if not separator or ":" in user:
        return url
    secret = quote(password.get_secret_value(), safe="")
    return SecretStr(f"{scheme}://{user if at else ''}:{secret}@{host}{slash}{path}")


@cache
def settings() -> Settings:
    """The settings of this process, read once; ``settings.cache_clear()`` makes the next call read again."""
    return Settings()
