"""The outputs of infra/terraform as a typed value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.terraform.errors import TerraformError


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ServiceOutputs(_Value):
    """One service of the cluster: `backend`, `worker`, or `prefect`.

    Attributes:
        task_definition: the ARN of the revision that Terraform wrote, with no image to run yet.
        desired_count: how many tasks there are to be once it is rolled out.
        port: where it listens.
        spot: whether it runs on spare capacity.
    """

    service: str
    family: str
    container: str
    port: int | None = None
    desired_count: int
    task_definition: str
    log_group: str
    spot: bool = False
    health_path: str | None = None


class NetworkOutputs(_Value):
    """Where tasks run."""

    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    assign_public_ip: bool


class Outputs(_Value):
    """What the infrastructure is called and where it is.

    Attributes:
        api_url: the load balancer's address; None when the task's public IP must be looked up.
        database_secret_arn: the secret that RDS keeps, JSON with username and password.
        app_secret_arn: the secret made before Terraform, JSON.
        backup_role_arn: the role of tasks that read and write backups; None before there was one.
    """

    account_id: str
    region: str
    ecr_repository_url: str
    s3_bucket_name: str
    media_bucket: str
    database_endpoint: str
    database_identifier: str
    database_secret_arn: str
    redis_endpoint: str
    redis_replication_group_id: str
    ecs_cluster_name: str
    ecs_service_name: str
    ecs_task_family: str
    ecs_task_public_ip: str | None = None
    services: dict[str, ServiceOutputs]
    network: NetworkOutputs
    api_url: str | None = None
    app_secret_arn: str
    backup_role_arn: str | None = None
    target_group_arn: str | None = None
    alarm_names: tuple[str, ...] = ()


class OutputsMissing(TerraformError):
    """The state does not hold the outputs: nothing has been applied, or not all of it."""


def read_outputs(values: Mapping[str, Any]) -> Outputs:
    """Reads the outputs' values by name.

    Raises:
        OutputsMissing: some are not there, or are not as expected.
    """
    try:
        return Outputs.model_validate(values)
    except ValidationError as error:
        wrong = sorted({str(found["loc"][0]) for found in error.errors()})
        # The values stay out of the message: pydantic would quote them.
        raise OutputsMissing(
            "Can't read Terraform's outputs",
            f"{', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} missing or not as expected",
            "Apply the infrastructure first; then compare infra/terraform/outputs.tf",
        ) from None
