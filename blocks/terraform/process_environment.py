"""The environment of Terraform's processes, and which of it is secret."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from prefect_aws import AwsCredentials

PROJECT = Path(__file__).parents[2]
# Terraform takes options from these; a debug log holds secrets.
_NOT_INHERITED = ("TF_CLI_ARGS", "TF_LOG", "TF_DATA_DIR", "TF_WORKSPACE", "TF_INPUT")
# Everything else that a process is given is taken for a secret.
_PLAIN = re.compile(
    r"TF_.*|AWS_(ACCESS_KEY_ID|CA_BUNDLE|(DEFAULT_)?REGION|EC2_METADATA_DISABLED|ENDPOINT_URL.*|PROFILE)"
)


def process_environment(
    inherited: Mapping[str, str], aws: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a Terraform process.

    Args:
        inherited: of this process.
        aws: region and credentials, from `aws_environment`.
        given: what wins over both.
    """
    kept = {name: value for name, value in inherited.items() if not name.startswith(_NOT_INHERITED)}
    paths = [str(PROJECT), *filter(None, [kept.get("PYTHONPATH")])]
    return {
        **_plugin_cache(),
        **kept,
        **aws,
        **given,
        # The wheel's Terraform is a module of the project, and the scratch copy is elsewhere.
        "PYTHONPATH": os.pathsep.join(paths),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
    }


def aws_environment(region: str | None, credentials: AwsCredentials | None) -> dict[str, str]:
    """The variables by which Terraform and its provider find AWS; without credentials, only the region."""
    given: dict[str, str | None] = {"AWS_REGION": region}
    if credentials:
        session = credentials.get_boto3_session()
        given["AWS_REGION"] = region or session.region_name
        given["AWS_ENDPOINT_URL"] = credentials.aws_client_parameters.endpoint_url
        if found := session.get_credentials():
            frozen = found.get_frozen_credentials()
            given |= {
                "AWS_ACCESS_KEY_ID": frozen.access_key,
                "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
                "AWS_SESSION_TOKEN": frozen.token,
            }
    return {name: value for name, value in given.items() if value}


def secrets_of(inherited: Mapping[str, str], aws: Mapping[str, str], given: Mapping[str, str]) -> list[str]:
    """The secrets among what a process is given. Of what it inherits, AWS's credentials alone count."""
    names = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    found = [source[name] for source in (inherited, aws) for name in names if source.get(name)]
    return found + [value for name, value in given.items() if not _PLAIN.fullmatch(name)]


def _plugin_cache() -> dict[str, str]:
    """Every scratch copy would download the provider anew."""
    cache = Path.home() / ".terraform.d" / "plugin-cache"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return {}
    return {"TF_PLUGIN_CACHE_DIR": str(cache), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true"}
