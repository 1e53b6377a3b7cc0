"""CloudWatch: log groups, what is counted in them, alarms, dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.resource import Resource, State, changed, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value


@served
class LogGroup(Resource):
    type = "aws_cloudwatch_log_group"
    service = "logs"
    creates = "CreateLogGroup"
    names: ClassVar[Names] = {"name": "logGroupName"}
    gone = ("ResourceNotFoundException",)

    def create(self, aws: Aws, state: State) -> None:
        client = aws.client("logs")
        tags = {"tags": state["tags_all"]} if state["tags_all"] else {}
        client.create_log_group(**self.request(aws, state), **tags)
        state["id"] = state["name"]
        self._retain(aws, state)

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, name = aws.client("logs"), state["id"]
        groups = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        found = next((group for group in groups if group["logGroupName"] == name), None)
        if found is None:
            return None
        # The API's ARN of a group means the streams in it.
        arn = found["arn"].removesuffix(":*")
        return {
            **self.described(found),
            "arn": arn,
            "retention_in_days": found.get("retentionInDays", 0),
            "tags_all": client.list_tags_for_resource(resourceArn=arn)["tags"],
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client = aws.client("logs")
        if changed(state, prior, "retention_in_days"):
            self._retain(aws, state)
        retag(
            state,
            prior,
            lambda tags: client.tag_resource(resourceArn=state["arn"], tags=tags),
            lambda keys: client.untag_resource(resourceArn=state["arn"], tagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        if not state.get("skip_destroy"):
            aws.client("logs").delete_log_group(logGroupName=state["id"])

    def _retain(self, aws: Aws, state: State) -> None:
        client, name, days = aws.client("logs"), state["name"], state["retention_in_days"]
        if days:
            client.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        else:
            client.delete_retention_policy(logGroupName=name)


@served
class MetricFilter(Resource):
    type = "aws_cloudwatch_log_metric_filter"
    service = "logs"
    creates = "PutMetricFilter"
    names: ClassVar[Names] = {
        "name": "filterName",
        "pattern": "filterPattern",
        "metric_transformation": "metricTransformations",
        "metric_transformation.name": "metricName",
        "metric_transformation.namespace": "metricNamespace",
        "metric_transformation.value": "metricValue",
    }
    gone = ("ResourceNotFoundException",)

    def create(self, aws: Aws, state: State) -> None:
        aws.client("logs").put_metric_filter(**self.request(aws, state))
        state["id"] = state["name"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        filters = aws.client("logs").describe_metric_filters(
            logGroupName=state["log_group_name"], filterNamePrefix=state["id"]
        )["metricFilters"]
        found = next((one for one in filters if one["filterName"] == state["id"]), None)
        return None if found is None else self.described(found)

    def update(self, aws: Aws, state: State, prior: State) -> None:
        self.create(aws, state)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("logs").delete_metric_filter(logGroupName=state["log_group_name"], filterName=state["id"])

    def imported(self, identity: str) -> State:
        group, name = identity.rsplit(":", 1)
        return {"id": name, "name": name, "log_group_name": group}


@served
class MetricAlarm(Resource):
    type = "aws_cloudwatch_metric_alarm"
    service = "cloudwatch"
    creates = "PutMetricAlarm"
    names: ClassVar[Names] = {
        "arn": "AlarmArn",
        "ok_actions": "OKActions",
        "metric_query": None,
        "evaluate_low_sample_count_percentiles": "EvaluateLowSampleCountPercentile",
    }
    gone = ("ResourceNotFound",)

    def create(self, aws: Aws, state: State) -> None:
        aws.client("cloudwatch").put_metric_alarm(
            **self.request(aws, state), **self._dimensions(state), Tags=tag_list(state["tags_all"])
        )
        state["id"] = state["alarm_name"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client = aws.client("cloudwatch")
        alarms = client.describe_alarms(AlarmNames=[state["id"]])["MetricAlarms"]
        if not alarms:
            return None
        found = alarms[0]
        return {
            **self.described(found),
            "dimensions": {one["Name"]: one["Value"] for one in found.get("Dimensions", [])},
            "tags_all": tags_of(client.list_tags_for_resource(ResourceARN=found["AlarmArn"])["Tags"]),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client = aws.client("cloudwatch")
        if any(changed(state, prior, name) for name in state if name not in ("tags", "tags_all")):
            client.put_metric_alarm(**self.request(aws, state), **self._dimensions(state))
        retag(
            state,
            prior,
            lambda tags: client.tag_resource(ResourceARN=state["arn"], Tags=tag_list(tags)),
            lambda keys: client.untag_resource(ResourceARN=state["arn"], TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("cloudwatch").delete_alarms(AlarmNames=[state["id"]])

    def arguments(self, state: Mapping[str, Value]) -> Mapping[str, Value]:
        return {name: value for name, value in state.items() if name != "dimensions"}

    def _dimensions(self, state: State) -> dict[str, list[dict[str, str]]]:
        return {"Dimensions": tag_list(state["dimensions"], key="Name")} if state["dimensions"] else {}


@served
class Dashboard(Resource):
    type = "aws_cloudwatch_dashboard"
    service = "cloudwatch"
    creates = "PutDashboard"
    gone = ("ResourceNotFound", "DashboardNotFoundError")

    def create(self, aws: Aws, state: State) -> None:
        aws.client("cloudwatch").put_dashboard(**self.request(aws, state))
        state["id"] = state["dashboard_name"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        return self.described(aws.client("cloudwatch").get_dashboard(DashboardName=state["id"]))

    def update(self, aws: Aws, state: State, prior: State) -> None:
        self.create(aws, state)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("cloudwatch").delete_dashboards(DashboardNames=[state["id"]])
