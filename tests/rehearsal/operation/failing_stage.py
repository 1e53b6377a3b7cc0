"""A service in a sandbox that fails, and what an environment knows of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blocks.environment import Environment
from blocks.terraform.outputs import NetworkOutputs, Outputs, ServiceOutputs
from flows.explaining.explain import Explanation, explain
from flows.explaining.findings import Fault
from flows.explaining.gather import gather
from flows.explaining.subject import Subject
from tests.rehearsal.sandbox.conftest import Account, until

PASSWORD = "only-for-this-test"


# The database and the cache of every case that has none of its own.
STORES = "films"


@dataclass
class Stage:
    """A service of its own in the sandbox's account, and what an environment knows of it."""

    account: Account
    environment: Environment
    name: str
    began: datetime
    network: dict[str, Any] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()

    def definition(self, image: str | None = None, **container: Any) -> str:
        """A task definition of the service's own family."""
        image = image or self.account.image("1")
        return self.account.definition(image, family=self.name, **{"checked": False, **container})

    def run(self, definition: str, *, status: str = "STOPPED", **network: Any) -> None:
        """Has the service run it, until a task of it is stopped, or as far as it gets."""
        self.network = {**self.account.network()["awsvpcConfiguration"], **network}
        ecs, cluster = self.account.ecs, self.account.cluster
        ecs.create_service(
            cluster=cluster,
            serviceName=self.name,
            taskDefinition=definition,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": self.network},
        )

        def there() -> bool:
            wanted = "STOPPED" if status == "STOPPED" else "RUNNING"
            arns = ecs.list_tasks(cluster=cluster, family=self.name, desiredStatus=wanted)["taskArns"]
            tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
            return any(task["lastStatus"] == status for task in tasks)

        until(there)

    def outputs(self) -> Outputs:
        """What Terraform would tell of it."""
        network = self.network or self.account.network()["awsvpcConfiguration"]
        backend = ServiceOutputs(
            service=self.name,
            family=self.name,
            container="backend",
            desired_count=1,
            task_definition=f"{self.name}:1",
            log_group=f"/ecs/test/{self.name}",
        )
        return Outputs(
            account_id="123456789012",
            region=self.account.cloud.region,
            ecr_repository_url=f"{self.account.cloud.registry}/{self.account.repository}",
            s3_bucket_name="media",
            media_bucket="media",
            database_endpoint="",
            database_identifier=self.stores.get("database", STORES),
            database_secret_arn="",
            redis_endpoint="",
            redis_replication_group_id=self.stores.get("cache", STORES),
            ecs_cluster_name=self.account.cluster,
            ecs_service_name=self.name,
            ecs_task_family=self.name,
            services={"backend": backend},
            network=NetworkOutputs(
                subnet_ids=tuple(network["subnets"]),
                security_group_ids=tuple(network.get("securityGroups", ())),
                assign_public_ip=network.get("assignPublicIp") == "ENABLED",
            ),
            app_secret_arn="",
            alarm_names=self.alarms,
        )

    def explained(self, fault: Fault | None = None) -> Explanation:
        """What the explainer makes of it now."""
        subject = Subject(
            environment=self.environment,
            outputs=self.outputs(),
            release=None,
            fault=fault or Fault(stage="roll_out", kind="circuit_breaker", message="tasks failed"),
            since=self.began,
        )
        findings = asyncio.run(gather(subject))
        assert type(findings).model_validate_json(findings.model_dump_json()) == findings
        return explain(findings)


def make_cache(account: Account, name: str, *groups: str) -> str:
    """A cache that runs; its address."""
    client = account.client("elasticache")
    client.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="a test",
        Engine="redis",
        NumCacheClusters=1,
        SecurityGroupIds=list(groups),
    )
    made = client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return made["NodeGroups"][0]["PrimaryEndpoint"]["Address"]


def make_database(account: Account, name: str, *groups: str) -> str:
    """A database that runs; its address."""
    rds = account.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="reelflow",
        MasterUserPassword=PASSWORD,
        VpcSecurityGroupIds=list(groups),
    )

    def available() -> str:
        found = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        return found["Endpoint"]["Address"] if found["DBInstanceStatus"] == "available" else ""

    return until(available)
