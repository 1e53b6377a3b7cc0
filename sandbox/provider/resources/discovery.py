"""Cloud Map: a private namespace, and the services in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.resource import Resource, State, changed, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value

DONE_WITHIN_S = 5 * 60.0


class CloudMap(Resource):
    """A thing of Cloud Map."""

    service = "servicediscovery"

    def tags(self, aws: Aws, arn: str) -> dict[str, str]:
        """The tags of a thing."""
        return tags_of(aws.client("servicediscovery").list_tags_for_resource(ResourceARN=arn)["Tags"])

    def retag(self, aws: Aws, state: State, prior: State) -> None:
        """Changes the tags."""
        client = aws.client("servicediscovery")
        retag(
            state,
            prior,
            lambda tags: client.tag_resource(ResourceARN=state["arn"], Tags=tag_list(tags)),
            lambda keys: client.untag_resource(ResourceARN=state["arn"], TagKeys=keys),
        )


@served
class PrivateNamespace(CloudMap):
    type = "aws_service_discovery_private_dns_namespace"
    creates = "CreatePrivateDnsNamespace"
    gone = ("NamespaceNotFound",)

    def create(self, aws: Aws, state: State) -> None:
        client = aws.client("servicediscovery")
        operation = client.create_private_dns_namespace(
            **self.request(aws, state), Tags=tag_list(state["tags_all"])
        )["OperationId"]

        def done() -> bool:
            told = client.get_operation(OperationId=operation)["Operation"]
            if told["Status"] == "FAIL":
                raise ValueError(told.get("ErrorMessage", "The namespace was not made"))
            state["id"] = told.get("Targets", {}).get("NAMESPACE")
            return told["Status"] == "SUCCESS"

        aws.wait(done, deadline_s=DONE_WITHIN_S, what="the namespace")

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = aws.client("servicediscovery").get_namespace(Id=state["id"])["Namespace"]
        zone = found.get("Properties", {}).get("DnsProperties", {}).get("HostedZoneId")
        return {**self.described(found), "hosted_zone": zone, "tags_all": self.tags(aws, found["Arn"])}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "description"):
            aws.client("servicediscovery").update_private_dns_namespace(
                Id=state["id"], Namespace={"Description": state["description"] or ""}
            )
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("servicediscovery").delete_namespace(Id=state["id"])


@served
class DiscoveryService(CloudMap):
    type = "aws_service_discovery_service"
    creates = "CreateService"
    names: ClassVar[Names] = {"dns_config.dns_records.ttl": "TTL"}
    gone = ("ServiceNotFound",)

    def create(self, aws: Aws, state: State) -> None:
        made = aws.client("servicediscovery").create_service(
            **self.request(aws, state), Tags=tag_list(state["tags_all"])
        )
        state["id"] = made["Service"]["Id"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = aws.client("servicediscovery").get_service(Id=state["id"])["Service"]
        return {**self.described(found), "tags_all": self.tags(aws, found["Arn"])}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "description", "dns_config"):
            wanted = self.request(aws, state)
            change = {"Description": state["description"] or ""}
            records = (
                {"DnsConfig": {"DnsRecords": wanted["DnsConfig"]["DnsRecords"]}}
                if "DnsConfig" in wanted
                else {}
            )
            aws.client("servicediscovery").update_service(Id=state["id"], Service=change | records)
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("servicediscovery").delete_service(Id=state["id"])
