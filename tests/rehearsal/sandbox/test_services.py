"""Services: rolled out without losing a request, and rolled back when an image is bad."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.rehearsal.sandbox.conftest import Account, until

RATE = 50
BREAKER = {"enable": True, "rollback": True}


class Balanced:
    """A load balancer with a target group."""

    def __init__(self, account: Account) -> None:
        elb = account.client("elbv2")
        vpc = account.client("ec2").describe_subnets(SubnetIds=account.subnets)["Subnets"][0]["VpcId"]
        name = f"lb-{uuid4().hex[:6]}"
        balancer = elb.create_load_balancer(Name=name, Subnets=account.subnets)["LoadBalancers"][0]
        self.group = elb.create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=8000,
            VpcId=vpc,
            TargetType="ip",
            HealthCheckPath="/",
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}],
        )
        self.url = f"http://{balancer['DNSName']}"


@pytest.fixture
def balanced(account: Account) -> Balanced:
    return Balanced(account)


class Traffic:
    """So many requests a second, over connections that stay open; counts what came back."""

    def __init__(self, url: str, rate: int) -> None:
        self.answers: Counter[str] = Counter()
        self._url = url
        self._pause = 1 / rate
        self._ended = threading.Event()
        self._client = httpx.Client(trust_env=False, timeout=10)

    @contextmanager
    def flowing(self) -> Iterator[None]:
        sender = threading.Thread(target=self._send)
        sender.start()
        try:
            yield
        finally:
            self._ended.set()
            sender.join()
            self._client.close()

    def _send(self) -> None:
        due, asking = time.monotonic(), []
        while not self._ended.is_set():
            one = threading.Thread(target=self._ask, args=("/slow" if len(asking) % 5 == 0 else "/",))
            one.start()
            asking.append(one)
            due += self._pause
            self._ended.wait(max(0.0, due - time.monotonic()))
        for one in asking:
            one.join()

    def _ask(self, path: str) -> None:
        try:
            answer = self._client.get(self._url + path)
            self.answers[answer.text if answer.is_success else str(answer.status_code)] += 1
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1


def create(account: Account, definition: str, balanced: Balanced | None = None, **fields: Any) -> str:
    """A service; returns its name."""
    name = f"s-{uuid4().hex[:6]}"
    balancers = (
        [{"targetGroupArn": balanced.group, "containerName": "backend", "containerPort": 8000}]
        if balanced
        else []
    )
    account.ecs.create_service(
        **{
            "cluster": account.cluster,
            "serviceName": name,
            "taskDefinition": definition,
            "desiredCount": 1,
            "networkConfiguration": account.network(),
            "loadBalancers": balancers,
            "deploymentConfiguration": {
                "minimumHealthyPercent": 100,
                "maximumPercent": 200,
                "deploymentCircuitBreaker": BREAKER,
            },
            **fields,
        }
    )
    return name


def update(account: Account, name: str, **fields: Any) -> str:
    """An update; returns the ARN of the service deployment that it began."""
    service = account.ecs.update_service(cluster=account.cluster, service=name, **fields)["service"]
    return service["currentServiceDeployment"]


def steady(account: Account, name: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        service = account.service(name)
        states = [one["rolloutState"] for one in service["deployments"]]
        return service if states == ["COMPLETED"] else None

    return until(found)


def end(account: Account, name: str) -> None:
    account.ecs.delete_service(cluster=account.cluster, service=name, force=True)
    until(lambda: account.service(name)["status"] == "INACTIVE")


def test_a_roll_out_under_load_loses_no_request(account: Account, balanced: Balanced) -> None:
    name = create(account, account.definition(account.image("one")), balanced, desiredCount=2)
    steady(account, name)
    second = account.definition(account.image("two"))
    traffic = Traffic(balanced.url, RATE)
    with traffic.flowing():
        until(lambda: traffic.answers["one"] >= RATE)
        ended = account.deployment(update(account, name, taskDefinition=second))
        served = traffic.answers["two"]
        until(lambda: traffic.answers["two"] >= served + RATE)
    assert ended["status"] == "SUCCESSFUL"
    assert set(traffic.answers) == {"one", "two"}
    service = account.service(name)
    assert (service["runningCount"], service["taskDefinition"]) == (2, second)
    messages = [event["message"] for event in service["events"]]
    for text in (
        "has started 2 tasks",
        "registered 1 targets",
        "has begun draining connections",
        "deployment completed",
    ):
        assert any(text in message for message in messages), text
    end(account, name)
    assert httpx.get(balanced.url, trust_env=False).status_code == 503


@pytest.mark.parametrize("behaviour", ["crash", "never healthy"])
def test_a_bad_image_is_rolled_back_while_the_good_one_serves(
    account: Account, balanced: Balanced, behaviour: str
) -> None:
    good = account.definition(account.image("good"))
    name = create(account, good, balanced)
    before = steady(account, name)
    bad = account.definition(account.image("bad", behaviour))
    traffic = Traffic(balanced.url, RATE)
    with traffic.flowing():
        arn = update(account, name, taskDefinition=bad)
        ended = account.deployment(arn)
    assert ended["status"] == "ROLLBACK_SUCCESSFUL"
    assert ended["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}
    assert ended["rollback"]["serviceRevisionArn"] == before["currentServiceRevisions"][0]["arn"]
    assert set(traffic.answers) == {"good"}
    service = account.service(name)
    assert [one["id"] for one in service["deployments"]] == [before["deployments"][0]["id"]]
    assert (service["taskDefinition"], service["runningCount"]) == (good, 1)
    stopped = account.ecs.list_tasks(cluster=account.cluster, serviceName=name, desiredStatus="STOPPED")[
        "taskArns"
    ]
    failed = account.ecs.describe_tasks(cluster=account.cluster, tasks=stopped)["tasks"]
    assert {task["taskDefinitionArn"] for task in failed} == {bad}
    if behaviour == "crash":
        assert {task["containers"][0]["exitCode"] for task in failed} == {3}
        assert account.log(failed[0]) == ["no such table: films"]
    else:
        assert {task["stoppedReason"] for task in failed} == {"Task failed container health checks"}
    end(account, name)


def counts(account: Account, name: str) -> tuple[int, int]:
    service = account.service(name)
    return service["pendingCount"], service["runningCount"]


def test_a_first_deployment_has_nothing_to_roll_back_to(account: Account) -> None:
    name = create(account, account.definition(account.image("bad", "crash")))
    ended = account.deployment(account.service(name)["currentServiceDeployment"])
    assert ended["status"] == "ROLLBACK_FAILED"
    deployment = account.service(name)["deployments"][0]
    assert deployment["rolloutState"] == "FAILED"
    assert deployment["failedTasks"] == 3
    # It is stalled, not retried: what was starting just then ends, and nothing comes after it.
    until(lambda: counts(account, name) == (0, 0))
    end(account, name)


def test_without_a_load_balancer_the_new_one_is_there_before_the_old_one_goes(account: Account) -> None:
    name = create(account, account.definition(account.image("one")))
    steady(account, name)
    ended = account.deployment(update(account, name, taskDefinition=account.definition(account.image("two"))))
    assert ended["status"] == "SUCCESSFUL"
    events = [event["message"] for event in reversed(account.service(name)["events"])]
    assert events.index(next(e for e in events if "has stopped" in e)) > len(
        [e for e in events if "started" in e]
    )
    end(account, name)


def test_a_crashed_task_is_replaced(account: Account) -> None:
    name = create(account, account.definition(account.image("one")))
    steady(account, name)
    first = account.ecs.list_tasks(cluster=account.cluster, serviceName=name)["taskArns"]
    account.ecs.stop_task(cluster=account.cluster, task=first[0])

    def replaced() -> bool:
        tasks = account.ecs.list_tasks(cluster=account.cluster, serviceName=name)["taskArns"]
        return bool(tasks) and tasks != first and account.service(name)["runningCount"] == 1

    until(replaced)
    end(account, name)


def test_scaling_is_no_deployment(account: Account) -> None:
    name = create(account, account.definition(account.image("one")), desiredCount=0)
    before = steady(account, name)
    service = account.ecs.update_service(cluster=account.cluster, service=name, desiredCount=2)["service"]
    assert "currentServiceDeployment" not in service
    until(lambda: account.service(name)["runningCount"] == 2)
    assert account.service(name)["deployments"][0]["id"] == before["deployments"][0]["id"]
    account.ecs.update_service(cluster=account.cluster, service=name, desiredCount=0)
    until(lambda: account.service(name)["runningCount"] == 0)
    end(account, name)


def test_a_newer_deployment_takes_the_place_of_one_that_goes_on(account: Account) -> None:
    name = create(account, account.definition(account.image("one")))
    steady(account, name)
    bad = update(account, name, taskDefinition=account.definition(account.image("bad", "never healthy")))
    good = update(account, name, taskDefinition=account.definition(account.image("two")))
    assert account.deployment(bad)["status"] == "STOPPED"
    assert account.deployment(good)["status"] == "SUCCESSFUL"
    end(account, name)


def test_an_alarm_rolls_back(account: Account) -> None:
    alarm = f"errors-{uuid4().hex[:6]}"
    account.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm,
        Namespace="films",
        MetricName="errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    configuration = {"alarms": {"alarmNames": [alarm], "enable": True, "rollback": True}}
    good = account.definition(account.image("one"))
    name = create(account, good, deploymentConfiguration=configuration)
    steady(account, name)
    slow = account.definition(account.image("two", "never healthy"))
    arn = update(account, name, taskDefinition=slow)
    account.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="test")
    ended = account.deployment(arn)
    assert ended["status"] == "ROLLBACK_SUCCESSFUL"
    assert ended["alarms"]["triggeredAlarmNames"] == [alarm]
    assert account.service(name)["taskDefinition"] == good
    end(account, name)


def test_a_deployment_is_found_again_and_can_be_called_back(account: Account) -> None:
    good = account.definition(account.image("one"))
    name = create(account, good)
    steady(account, name)
    arn = update(account, name, taskDefinition=account.definition(account.image("bad", "never healthy")))
    listed = account.ecs.list_service_deployments(cluster=account.cluster, service=name)["serviceDeployments"]
    assert [one["status"] for one in listed] == ["IN_PROGRESS", "SUCCESSFUL"]
    assert listed[0]["serviceDeploymentArn"] == arn
    account.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    assert account.deployment(arn)["status"] == "ROLLBACK_SUCCESSFUL"
    revision = account.deployment(arn)["rollback"]["serviceRevisionArn"]
    described = account.ecs.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"]
    assert described[0]["taskDefinition"] == good
    end(account, name)


def test_a_rollback_that_fails_too(account: Account) -> None:
    # Completed with nothing to run: as after Terraform, before the first release.
    name = create(account, account.definition(f"{account.cloud.registry}/backend:unreleased"), desiredCount=0)
    steady(account, name)
    bad = account.definition(account.image("bad", "crash"))
    ended = account.deployment(update(account, name, taskDefinition=bad, desiredCount=1))
    assert ended["status"] == "ROLLBACK_FAILED"
    # The way out: nothing is to run.
    account.ecs.update_service(cluster=account.cluster, service=name, desiredCount=0)
    until(lambda: account.service(name)["runningCount"] == account.service(name)["pendingCount"] == 0)
    end(account, name)
