"""The account at Replicate and the models there, as the settings name them."""

from __future__ import annotations

from functools import cache

from pydantic import SecretStr

from app.settings import settings
from blocks.replicate.api import ReplicateApi
from blocks.replicate.models import BUILT_IN, Models, load_models


def replicate_account() -> ReplicateApi | None:
    """The account at Replicate that the settings name; None where they name none."""
    token = settings().replicate_api_token
    return _account(token, settings().replicate_api_url) if token else None


def models() -> Models:
    """The configured models.

    Raises:
        ModelsInvalid: the file of `REPLICATE_MODELS` can't be used.
    """
    return load_models(settings().replicate_models or BUILT_IN)


def ordered_from(*, built_in: bool) -> Models | None:
    """The models that a film is ordered from; None for one that is made by what is built in.

    Raises:
        ModelsInvalid: as `models`.
    """
    return None if built_in or replicate_account() is None else models()


@cache
def _account(token: SecretStr, url: str) -> ReplicateApi:
    # One a process: its connections are kept, and a new one reads the certificates again.
    return ReplicateApi(token=token, url=url)
