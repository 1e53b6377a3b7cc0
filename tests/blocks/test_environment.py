"""An environment: what a checkout makes of it, and what it gives once the outputs are known."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from blocks.environment import Environment
from blocks.image import ArchiveBuilder, DockerBuilder
from blocks.terraform import NetworkOutputs, Outputs, ServiceOutputs

ACCOUNT = "123456789012"
PROJECT = Path(__file__).parents[2]
OUTPUTS = Outputs(
    account_id=ACCOUNT,
    region="us-east-2",
    ecr_repository_url=f"{ACCOUNT}.dkr.ecr.us-east-2.amazonaws.com/ai-video-dev-backend",
    s3_bucket_name="media",
    media_bucket="media",
    database_endpoint="db:5432",
    database_identifier="ai-video-dev-db",
    database_secret_arn="arn:d",
    redis_endpoint="redis:6379",
    redis_replication_group_id="ai-video-dev-redis",
    ecs_cluster_name="ai-video-dev",
    ecs_service_name="ai-video-dev-backend",
    ecs_task_family="ai-video-dev-backend",
    services={
        "backend": ServiceOutputs(
            service="ai-video-dev-backend",
            family="ai-video-dev-backend",
            container="backend",
            port=8000,
            desired_count=1,
            task_definition="arn:t",
            log_group="/ecs/dev/ai-video-dev-backend",
        )
    },
    network=NetworkOutputs(subnet_ids=("s",), security_group_ids=("g",), assign_public_ip=True),
    app_secret_arn="arn:a",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in (
        "Dockerfile",
        "cli.py",
        "infra/terraform/main.tf",
        "infra/terraform/environments/dev.tfvars",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n")
    (tmp_path / ".dockerignore").write_text("*\n!cli.py\n")
    return tmp_path


def environment(checkout: Path, **more: Any) -> Environment:
    return Environment.from_checkout(
        **{"name": "dev", "checkout": checkout, "region": "us-east-2", "account": ACCOUNT} | more
    )


@pytest.mark.parametrize(
    ("name", "prefix", "bucket"),
    [
        ("prod", "ai-video", "ai-video-terraform-state-123456789012"),
        ("dev", "ai-video-dev", "ai-video-dev-terraform-state-123456789012"),
        ("sandbox", "ai-video-sandbox", "ai-video-sandbox-terraform-state-123456789012"),
    ],
)
def test_names(checkout: Path, name: str, prefix: str, bucket: str) -> None:
    made = environment(checkout, name=name)
    assert (made.prefix, made.state_bucket, made.app_secret) == (prefix, bucket, f"{prefix}/app")
    assert made.terraform.backend_config == {
        "bucket": bucket, "key": f"{name}/terraform.tfstate", "region": "us-east-2",
    }  # fmt: skip
    assert made.terraform.var_files == (Path(f"environments/{name}.tfvars"),)


def test_an_unknown_name_is_refused(checkout: Path) -> None:
    with pytest.raises(ValidationError, match="name"):
        environment(checkout, name="production")


def test_what_is_given_reaches_terraform(checkout: Path) -> None:
    made = environment(
        checkout,
        name_prefix="films",
        variables={"load_balancer": True},
        backend={"use_path_style": "true"},
        terraform_environment={"TF_REATTACH_PROVIDERS": SecretStr("{}")},
    )
    assert made.terraform.variables == {
        "aws_region": "us-east-2", "name_prefix": "films", "load_balancer": True,
    }  # fmt: skip
    assert made.terraform.backend_config["use_path_style"] == "true"
    assert made.terraform.environment.get_secret_value().keys() == {"TF_REATTACH_PROVIDERS"}
    assert made.prefix == "films-dev"


def test_what_it_gives_knows_where_it_is(checkout: Path) -> None:
    made = environment(checkout)
    service = made.service(OUTPUTS, "backend")
    assert (service.cluster, service.container) == ("ai-video-dev", "backend")
    assert service.log_group == made.logs(OUTPUTS, "backend").name == "/ecs/dev/ai-video-dev-backend"
    assert made.registry(OUTPUTS).repository_url == OUTPUTS.ecr_repository_url
    assert made.database(OUTPUTS).identifier == "ai-video-dev-db"
    assert made.media(OUTPUTS).bucket == "media"
    for block in (service, made.registry(OUTPUTS), made.database(OUTPUTS), made.logs(OUTPUTS, "backend")):
        assert block.region == "us-east-2"
    with pytest.raises(KeyError):
        made.service(OUTPUTS, "prefect")


def test_the_api_is_at_the_load_balancer_where_there_is_one(checkout: Path) -> None:
    balanced = OUTPUTS.model_copy(update={"api_url": "http://lb.test/"})
    assert environment(checkout).api(balanced).url() == "http://lb.test"


@pytest.mark.parametrize(("kind", "builder"), [("archive", ArchiveBuilder), ("docker", DockerBuilder)])
def test_what_builds(checkout: Path, kind: str, builder: type) -> None:
    assert isinstance(environment(checkout, builder=kind).image_builder(checkout, "linux/amd64"), builder)


def test_an_image_of_another_builder_or_platform_has_another_tag(checkout: Path) -> None:
    tags = {
        environment(checkout, builder=kind).image_tag(platform)
        for kind in ("archive", "docker")
        for platform in ("linux/amd64", "linux/arm64")
    }
    assert len(tags) == 4


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("cli.py", False),
        ("infra/terraform/main.tf", False),
        ("infra/terraform/environments/dev.tfvars", False),
        ("infra/terraform/new.tf", False),
        ("infra/terraform/.terraform/cache", True),
        ("infra/terraform/errored.tfstate", True),
        ("tests/test_x.py", True),
    ],
)
def test_what_of_the_source_is_shipped(checkout: Path, name: str, same: bool) -> None:
    before = environment(checkout).source_hash()
    (checkout / name).parent.mkdir(parents=True, exist_ok=True)
    (checkout / name).write_text("other")
    assert (environment(checkout).source_hash() == before) is same


def test_variables_count_as_source_too(checkout: Path) -> None:
    other = environment(checkout, variables={"desired_count": 2})
    assert other.source_hash() != environment(checkout).source_hash()


def test_the_revision_says_when_it_is_not_all(checkout: Path) -> None:
    assert environment(checkout).revision() is None
    git = ["git", "-C", str(checkout), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], check=True)
    head = environment(checkout).revision()
    assert head
    assert len(head) == 40
    (checkout / "cli.py").write_text("changed")
    assert environment(checkout).revision() == f"{head}-dirty"


def test_the_projects_prices() -> None:
    assert environment(PROJECT).prices().about.currency == "USD"


def test_outputs_of_the_configuration_are_those_that_are_read() -> None:
    configured = (PROJECT / "infra" / "terraform" / "outputs.tf").read_text()
    missing = [name for name in Outputs.model_fields if f'output "{name}"' not in configured]
    assert missing == []
