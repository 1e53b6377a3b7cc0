"""The blocks on a sandbox of AWS: the same account as the sandbox's own tests, and tiny checkouts to ship."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from prefect_aws import AwsCredentials
from prefect_aws.client_parameters import AwsClientParameters
from pydantic import SecretStr

from blocks.ecs import EcsService
from blocks.image import ArchiveBuilder, Builder, DockerBuilder, this_platform
from blocks.registry import Registry
from blocks.terraform import NetworkOutputs
from sandbox.running import Sandbox
from tests.rehearsal.sandbox import conftest as theirs
from tests.rehearsal.sandbox.conftest import Account
from tests.rehearsal.sandbox.tiny import DOCKERFILE, PROGRAM

cloud, account = theirs.cloud, theirs.account


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def credentials(cloud: Sandbox) -> AwsCredentials:
    return AwsCredentials(
        aws_access_key_id="any",
        aws_secret_access_key=SecretStr("any"),
        region_name=cloud.region,
        aws_client_parameters=AwsClientParameters(endpoint_url=cloud.endpoint_url),
    )


@pytest.fixture(scope="session")
def network(account: Account) -> NetworkOutputs:
    return NetworkOutputs(subnet_ids=tuple(account.subnets), security_group_ids=(), assign_public_ip=True)


@pytest.fixture(scope="session")
def registry(account: Account, credentials: AwsCredentials) -> Registry:
    return Registry(repository_url=f"{account.cloud.registry}/{account.repository}", credentials=credentials)


@pytest.fixture
def checkout(tmp_path: Path) -> Callable[..., Path]:
    """Makes a checkout of a tiny program in the form of `reelflow`."""

    def make(version: str, behaviour: str = "") -> Path:
        directory = tmp_path / f"{version}-{behaviour}"
        directory.mkdir()
        (directory / "cli.py").write_text(PROGRAM.format(version=version, behaviour=behaviour))
        (directory / "Dockerfile").write_text(f"ARG BASE_IMAGE\n{DOCKERFILE.format(base='${BASE_IMAGE}')}")
        (directory / ".dockerignore").write_text("*\n!cli.py\n")
        return directory

    return make


@pytest.fixture
def builder(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    """What fits the sandbox's engine."""
    if account.cloud.docker_host is None:
        return ArchiveBuilder(tmp_path / "images")
    monkeypatch.setenv("DOCKER_HOST", account.cloud.docker_host)
    return DockerBuilder(base_image=account.cloud.base_image, platform=this_platform())


@pytest.fixture
def ship(
    registry: Registry, builder: Builder, checkout: Callable[..., Path], tmp_path: Path
) -> Callable[..., str]:
    """Builds and pushes an image; returns how a task definition names it."""

    def shipped(version: str, behaviour: str = "") -> str:
        image = builder.build(checkout(version, behaviour), version)
        return registry.reference(registry.push(image, f"{version}-{tmp_path.name}"))

    return shipped


@pytest.fixture
def service(
    account: Account, credentials: AwsCredentials, request: pytest.FixtureRequest
) -> Iterator[EcsService]:
    """A service as Terraform makes it: no task yet, and a definition with no image to run."""
    name = f"backend-{uuid4().hex[:8]}"
    base = account.definition(f"{account.cloud.registry}/{account.repository}:unreleased", family=name)
    account.ecs.create_service(
        cluster=account.cluster,
        serviceName=name,
        taskDefinition=base,
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration=account.network(),
        deploymentConfiguration={
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
        },
    )
    yield EcsService(
        cluster=account.cluster,
        service=name,
        family=name,
        container="backend",
        log_group=f"/ecs/test/{name}",
        credentials=credentials,
    )
    account.ecs.delete_service(cluster=account.cluster, service=name, force=True)
