"""Who is told: SNS topics and subscriptions, and the budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.resource import Resource, State, changed, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value


@served
class Topic(Resource):
    type = "aws_sns_topic"
    service = "sns"
    creates = "CreateTopic"
    gone = ("NotFound",)
    # Attribute → key in the topic's map of attributes.
    settings: ClassVar[Mapping[str, str]] = {
        "kms_master_key_id": "KmsMasterKeyId",
        "display_name": "DisplayName",
        "policy": "Policy",
    }

    def create(self, aws: Aws, state: State) -> None:
        given = {key: state[name] for name, key in self.settings.items() if state.get(name)}
        made = aws.client("sns").create_topic(
            Name=state["name"], Attributes=given, Tags=tag_list(state["tags_all"])
        )
        state["id"] = state["arn"] = made["TopicArn"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, arn = aws.client("sns"), state["id"]
        given = client.get_topic_attributes(TopicArn=arn)["Attributes"]
        tags = client.list_tags_for_resource(ResourceArn=arn)["Tags"]
        return {
            **{name: given.get(key) for name, key in self.settings.items()},
            "arn": arn,
            "name": arn.rpartition(":")[2],
            # SNS has it in the name.
            "fifo_topic": arn.endswith(".fifo"),
            "content_based_deduplication": given.get("ContentBasedDeduplication") == "true",
            "owner": given.get("Owner"),
            "tags_all": tags_of(tags),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client, arn = aws.client("sns"), state["arn"]
        for name, key in self.settings.items():
            if changed(state, prior, name):
                client.set_topic_attributes(TopicArn=arn, AttributeName=key, AttributeValue=state[name] or "")
        retag(
            state,
            prior,
            lambda tags: client.tag_resource(ResourceArn=arn, Tags=tag_list(tags)),
            lambda keys: client.untag_resource(ResourceArn=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("sns").delete_topic(TopicArn=state["arn"])


@served
class Subscription(Resource):
    type = "aws_sns_topic_subscription"
    service = "sns"
    creates = "Subscribe"
    gone = ("NotFound",)

    def create(self, aws: Aws, state: State) -> None:
        made = aws.client("sns").subscribe(
            TopicArn=state["topic_arn"],
            Protocol=state["protocol"],
            Endpoint=state["endpoint"],
            ReturnSubscriptionArn=True,
        )
        state["id"] = state["arn"] = made["SubscriptionArn"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        given = aws.client("sns").get_subscription_attributes(SubscriptionArn=state["id"])["Attributes"]
        return {
            "arn": state["id"],
            "topic_arn": given["TopicArn"],
            "protocol": given["Protocol"],
            "endpoint": given["Endpoint"],
            "owner_id": given.get("Owner"),
            "pending_confirmation": given.get("PendingConfirmation", "false"),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        return

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("sns").unsubscribe(SubscriptionArn=state["arn"])


@served
class Budget(Resource):
    type = "aws_budgets_budget"
    service = "budgets"
    creates = "CreateBudget"
    names: ClassVar[Names] = {
        "name": "Budget.BudgetName",
        "budget_type": "Budget.BudgetType",
        "time_unit": "Budget.TimeUnit",
        "limit_amount": "Budget.BudgetLimit.Amount",
        "limit_unit": "Budget.BudgetLimit.Unit",
        "notification": "NotificationsWithSubscribers",
        "notification.comparison_operator": "Notification.ComparisonOperator",
        "notification.notification_type": "Notification.NotificationType",
        "notification.threshold": "Notification.Threshold",
        "notification.threshold_type": "Notification.ThresholdType",
    }
    gone = ("NotFoundException",)

    def create(self, aws: Aws, state: State) -> None:
        arguments: dict[str, Any] = self.request(aws, state)
        arguments["AccountId"] = aws.account_id
        filters = {one["name"]: list(one["values"]) for one in state.get("cost_filter") or []}
        if filters:
            arguments["Budget"]["CostFilters"] = filters
        arguments["NotificationsWithSubscribers"] = [
            _notified(one) for one in state.get("notification") or []
        ]
        aws.client("budgets").create_budget(**arguments)
        state["id"] = f"{aws.account_id}:{state['name']}"

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, name = aws.client("budgets"), state["id"].partition(":")[2]
        found = client.describe_budget(AccountId=aws.account_id, BudgetName=name)["Budget"]
        return {
            "name": name,
            "account_id": aws.account_id,
            "arn": aws.arn("budgets", f"budget/{name}", region=""),
            "budget_type": found["BudgetType"],
            "time_unit": found["TimeUnit"],
            "limit_amount": _amount(found["BudgetLimit"]["Amount"]),
            "limit_unit": found["BudgetLimit"]["Unit"],
            "cost_filter": [
                {"name": key, "values": values} for key, values in (found.get("CostFilters") or {}).items()
            ],
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        # The sandbox's budgets can be made and deleted, not changed.
        if any(changed(state, prior, name) for name in state if name not in ("tags", "tags_all")):
            self.delete(aws, prior)
            self.create(aws, state)

    def delete(self, aws: Aws, state: State) -> None:
        name = state["id"].partition(":")[2]
        aws.client("budgets").delete_budget(AccountId=aws.account_id, BudgetName=name)


def _notified(block: Mapping[str, Value]) -> dict[str, Any]:
    """A notification with whom it goes to, as the API takes them together."""
    subscribers = [
        {"SubscriptionType": kind, "Address": address}
        for kind, name in (("EMAIL", "subscriber_email_addresses"), ("SNS", "subscriber_sns_topic_arns"))
        for address in block.get(name) or []
    ]
    return {
        "Notification": {
            "NotificationType": block["notification_type"],
            "ComparisonOperator": block["comparison_operator"],
            "Threshold": float(block["threshold"]),
            "ThresholdType": block["threshold_type"],
        },
        "Subscribers": subscribers,
    }


def _amount(text: str) -> str:
    """An amount without the decimals that the API adds."""
    number = float(text)
    return str(int(number)) if number.is_integer() else str(number)
