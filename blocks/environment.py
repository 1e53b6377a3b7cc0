"""One environment as a Prefect block: it holds all that a deployment needs to know of the outside world."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from prefect.types import SecretDict
from prefect_aws import AwsCredentials
from pydantic import Field, SecretStr

from blocks.api import Api
from blocks.aws import AwsBlock, aws_errors
from blocks.cache import Cache
from blocks.database import Database
from blocks.ecs import EcsService
from blocks.image import ArchiveBuilder, Builder, BuilderKind, DockerBuilder, content_tag
from blocks.inventory import Inventory
from blocks.logs import LogGroup
from blocks.media_store.s3 import S3MediaStore
from blocks.registry import Registry
from blocks.security import Security
from blocks.spending import Spending
from blocks.terraform import Outputs, TerraformWorkspace
from blocks.terraform.cost import Prices, read_prices
from blocks.terraform.variables import variable

EnvironmentName = Literal["sandbox", "dev", "staging", "prod"]

BASE_IMAGE = "python:3.12-slim-bookworm"
NAME_PREFIX = "ai-video"
# With the environment's name, the tags of all that Terraform makes.
PROJECT = "reelflow"
GIT_TIMEOUT_S = 30


class Environment(AwsBlock):
    """One environment of the product, in one account and region of AWS."""

    _block_type_name = "Environment"
    _block_type_slug = "environment"
    _description = "An environment that is deployed to: its account, its Terraform, and what is shipped."
    _code_example = """```python
from blocks.environment import Environment

environment = Environment.load("prod")
outputs = await environment.terraform.outputs()
environment.service(outputs, "backend").running()
```"""

    name: EnvironmentName = Field(title="Name", description="Of the environment.")
    prefix: str = Field(title="Name prefix", description="With which the names of its resources begin.")
    account: str = Field(title="Account", description="Number of the AWS account.")
    source: Path = Field(title="Source", description="The checkout that is shipped.")
    builder: BuilderKind = Field(
        default="docker", title="Builder", description="docker: with an engine. archive: without one."
    )
    base_image: str = Field(
        default=BASE_IMAGE, title="Base image", description="Upon which the image is built by an engine."
    )
    terraform: TerraformWorkspace = Field(title="Terraform", description="Its configuration and its state.")

    @classmethod
    def from_checkout(
        cls,
        name: EnvironmentName,
        checkout: Path,
        *,
        region: str,
        account: str | None = None,
        credentials: AwsCredentials | None = None,
        builder: BuilderKind = "docker",
        base_image: str | None = None,
        name_prefix: str = NAME_PREFIX,
        variables: dict[str, Any] | None = None,
        backend: dict[str, str] | None = None,
        terraform_environment: Mapping[str, SecretStr] | None = None,
    ) -> Self:
        """The environment that a checkout describes.

        Args:
            account: number of the AWS account; None asks AWS whose the credentials are.
            base_image: None is the Dockerfile's own.
            name_prefix: as Terraform's variable; prod's names begin with it alone, the others' with it and
                their own name.
            variables: of Terraform, besides those of the environment's file.
            backend: of Terraform's state, besides bucket, key and region.
            terraform_environment: variables for Terraform's process.

        Raises:
            AwsError: the account is asked for and can't be told.
        """
        prefix = name_prefix if name == "prod" else f"{name_prefix}-{name}"
        account = account or _account(region, credentials)
        terraform = TerraformWorkspace(
            directory=checkout / "infra" / "terraform",
            var_files=(Path("environments") / f"{name}.tfvars",),
            variables={"aws_region": region, "name_prefix": name_prefix} | (variables or {}),
            backend_config={
                "bucket": state_bucket(prefix, account),
                "key": f"{name}/terraform.tfstate",
                "region": region,
                **(backend or {}),
            },
            environment=SecretDict(
                {name: value.get_secret_value() for name, value in (terraform_environment or {}).items()}
            ),
            region=region,
            credentials=credentials,
        )
        return cls(
            name=name,
            prefix=prefix,
            account=account,
            source=checkout,
            builder=builder,
            base_image=base_image or BASE_IMAGE,
            terraform=terraform,
            region=region,
            credentials=credentials,
        )

    @property
    def state_bucket(self) -> str:
        """Where Terraform's state, the lock and the release records are; there before all else."""
        return state_bucket(self.prefix, self.account)

    @property
    def app_secret(self) -> str:
        """Name of the secret with the application's keys, made before Terraform."""
        return f"{self.prefix}/app"

    @property
    def image_platform(self) -> str:
        """What the tasks are to run on, as configured: it may not be applied yet.

        Raises:
            VariableUnreadable: the configuration can't be read.
        """
        return "linux/arm64" if variable(self.terraform, "cpu_architecture") == "ARM64" else "linux/amd64"

    def image_builder(self, directory: Path, platform: str) -> Builder:
        """What builds the image.

        Args:
            directory: where images without an engine are kept until they are pushed.
            platform: that the tasks run on: `image_platform`.
        """
        if self.builder == "archive":
            return ArchiveBuilder(directory, platform=platform)
        return DockerBuilder(base_image=self.base_image, platform=platform)

    def image_tag(self, platform: str) -> str:
        """The tag of the image that would be built of the source for a platform."""
        return content_tag(self.source, base_image=self.base_image, builder=self.builder, platform=platform)

    def source_hash(self) -> str:
        """The SHA-256 of all of the checkout that is shipped: what goes into the image, and Terraform."""
        digest = hashlib.sha256(self.image_tag("any").encode())
        infra = self.terraform.directory
        for file in sorted(path for path in infra.rglob("*") if path.is_file() and _is_source(path, infra)):
            content = file.read_bytes()
            digest.update(f"{file.relative_to(infra)}\0{len(content)}\0".encode() + content)
        digest.update(repr(sorted(self.terraform.variables.items())).encode())
        return digest.hexdigest()

    def revision(self) -> str | None:
        """The commit of the source, with `-dirty` when it was changed since; None without git."""
        head = self._git("rev-parse", "HEAD")
        if not head:
            return None
        return f"{head}-dirty" if self._git("status", "--porcelain") else head

    def prices(self) -> Prices:
        """The price table of the source."""
        return read_prices(self.source / "infra" / "prices.toml")

    def registry(self, outputs: Outputs) -> Registry:
        """Where the image is pushed to."""
        return Registry(repository_url=outputs.ecr_repository_url, **self._aws())

    def service(self, outputs: Outputs, name: str) -> EcsService:
        """A service by its name in the outputs: `backend`, `worker`, or `prefect`. Raises KeyError."""
        service = outputs.services[name]
        return EcsService(
            cluster=outputs.ecs_cluster_name,
            service=service.service,
            family=service.family,
            container=service.container,
            log_group=service.log_group,
            **self._aws(),
        )

    def database(self, outputs: Outputs) -> Database:
        """The database."""
        return Database(identifier=outputs.database_identifier, **self._aws())

    def cache(self, outputs: Outputs) -> Cache:
        """The cache."""
        return Cache(identifier=outputs.redis_replication_group_id, **self._aws())

    def inventory(self) -> Inventory:
        """What its deployments have gathered."""
        return Inventory(**self._aws())

    def security(self) -> Security:
        """How its resources are guarded; they are known by their tags."""
        return Security(tags={"Project": PROJECT, "Environment": self.name}, **self._aws())

    def spending(self) -> Spending:
        """What its account costs."""
        return Spending(**self._aws())

    def media(self, outputs: Outputs) -> S3MediaStore:
        """Where films are kept."""
        return S3MediaStore(bucket=outputs.media_bucket, **self._aws())

    def logs(self, outputs: Outputs, name: str) -> LogGroup:
        """What a service writes. Raises KeyError."""
        return LogGroup(name=outputs.services[name].log_group, **self._aws())

    def api(self, outputs: Outputs) -> Api:
        """The API, at the load balancer or at the address of a task."""
        if outputs.api_url:
            return Api(url=outputs.api_url)
        return Api(service=self.service(outputs, "backend"), port=outputs.services["backend"].port or 8000)

    def _aws(self) -> dict[str, Any]:
        return {"region": self.region, "credentials": self.credentials}

    def _git(self, *arguments: str) -> str:
        try:
            done = subprocess.run(
                ["git", "-C", str(self.source), *arguments],
                capture_output=True,
                text=True,
                check=True,
                timeout=GIT_TIMEOUT_S,
            )
        except (OSError, subprocess.SubprocessError):
            return ""
        return done.stdout.strip()


def state_bucket(prefix: str, account: str) -> str:
    """The name of the bucket for an environment's Terraform state."""
    return f"{prefix}-terraform-state-{account}"


def _account(region: str, credentials: AwsCredentials | None) -> str:
    with aws_errors("tell whose account it is"):
        identity = AwsBlock(region=region, credentials=credentials).client("sts").get_caller_identity()
    return identity["Account"]


def _is_source(path: Path, infra: Path) -> bool:
    hidden = any(
        part.startswith(".") and part != ".terraform.lock.hcl" for part in path.relative_to(infra).parts
    )
    return not hidden and ".tfstate" not in path.name and path.suffix != ".tfplan"
