"""The provider's own configuration, `provider "aws" { … }`: what of it a rehearsal takes notice of."""

from __future__ import annotations

from sandbox.provider.aws import Aws
from sandbox.provider.resource import State
from sandbox.provider.schema import Block, block_of

_STRINGS = ("access_key", "secret_key", "token", "profile", "region", "custom_ca_bundle", "retry_mode")
_SWITCHES = (
    "insecure",
    "s3_use_path_style",
    "skip_credentials_validation",
    "skip_region_validation",
    "skip_requesting_account_id",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
)


def configuration_block() -> Block:
    """What may be written in the provider's block; credentials are accepted and not used."""
    attributes = {name: ["o", "string"] for name in (*_STRINGS, "skip_metadata_api_check")}
    attributes |= {name: ["o", "bool"] for name in _SWITCHES}
    attributes |= {
        name: ["o", ["set", "string"]] for name in ("allowed_account_ids", "forbidden_account_ids")
    }
    attributes["max_retries"] = ["o", "number"]
    tags = {"nesting": "list", "min": 0, "max": 1, "attributes": {"tags": ["o", ["map", "string"]]}}
    role = {name: ["o", "string"] for name in ("role_arn", "session_name", "external_id", "duration")}
    assumed = {"nesting": "list", "min": 0, "max": 0, "attributes": role}
    return block_of({"attributes": attributes, "blocks": {"default_tags": tags, "assume_role": assumed}})


def configure(aws: Aws, config: State) -> str:
    """Takes over region and default tags.

    Returns:
        What is wrong with the configuration; "" if nothing is.
    """
    tags = config.get("default_tags") or []
    aws.default_tags = (tags[0].get("tags") or {}) if tags else {}
    region = config.get("region")
    if region and region != aws.region:
        return f"The sandbox is region {aws.region}, and the configuration asks for {region}."
    account = aws.account_id
    allowed, forbidden = config.get("allowed_account_ids"), config.get("forbidden_account_ids") or []
    if (allowed and account not in allowed) or account in forbidden:
        return f"Account {account} is not one of those that the configuration allows."
    return ""
