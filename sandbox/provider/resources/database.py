"""RDS: instances, and the groups that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from sandbox.provider.aws import Aws, error_code
from sandbox.provider.resource import State, TaggedByArn, changed, served, tag_list, tags_of
from sandbox.provider.shapes import Names, response
from sandbox.provider.values import Value

# As the AWS provider waits by default.
CREATED_WITHIN_S = 40 * 60.0
CHANGED_WITHIN_S = 80 * 60.0
DELETED_WITHIN_S = 60 * 60.0
_DONE = ("available", "storage-optimization")
# What is no change of the instance itself.
_OUR_OWN = ("tags", "tags_all", "apply_immediately", "allow_major_version_upgrade")


class Rds(TaggedByArn):
    service = "rds"


@served
class SubnetGroup(Rds):
    type = "aws_db_subnet_group"
    creates = "CreateDBSubnetGroup"
    names: ClassVar[Names] = {
        "name": "DBSubnetGroupName",
        "description": "DBSubnetGroupDescription",
        "arn": "DBSubnetGroupArn",
    }
    gone = ("DBSubnetGroupNotFoundFault", "DBSubnetGroupNotFound")

    def create(self, aws: Aws, state: State) -> None:
        aws.client("rds").create_db_subnet_group(**self.request(aws, state), Tags=tag_list(state["tags_all"]))
        state["id"] = state["name"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = aws.client("rds").describe_db_subnet_groups(DBSubnetGroupName=state["id"])["DBSubnetGroups"][
            0
        ]
        return {
            **self.described(found),
            "subnet_ids": [subnet["SubnetIdentifier"] for subnet in found["Subnets"]],
            "tags_all": self.tags(aws, found["DBSubnetGroupArn"]),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "subnet_ids", "description"):
            aws.client("rds").modify_db_subnet_group(**self.request(aws, state, "ModifyDBSubnetGroup"))
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("rds").delete_db_subnet_group(DBSubnetGroupName=state["id"])


@served
class ParameterGroup(Rds):
    type = "aws_db_parameter_group"
    creates = "CreateDBParameterGroup"
    names: ClassVar[Names] = {
        "name": "DBParameterGroupName",
        "family": "DBParameterGroupFamily",
        "arn": "DBParameterGroupArn",
    }
    gone = ("DBParameterGroupNotFound",)

    def create(self, aws: Aws, state: State) -> None:
        aws.client("rds").create_db_parameter_group(
            **self.request(aws, state), Tags=tag_list(state["tags_all"])
        )
        state["id"] = state["name"]
        self._set(aws, state)

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, name = aws.client("rds"), state["id"]
        found = client.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"][0]
        pages = client.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=name)
        given = {
            parameter["ParameterName"]: parameter.get("ParameterValue")
            for page in pages
            for parameter in page["Parameters"]
        }
        # A group holds all parameters of its family; only those that are asked for are Terraform's.
        asked = [parameter for parameter in state.get("parameter") or [] if parameter["name"] in given]
        return {
            **self.described(found),
            "parameter": [{**parameter, "value": given[parameter["name"]]} for parameter in asked],
            "tags_all": self.tags(aws, found["DBParameterGroupArn"]),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "parameter"):
            kept = {parameter["name"] for parameter in state["parameter"]}
            if dropped := [one for one in prior["parameter"] if one["name"] not in kept]:
                reset = [
                    {"ParameterName": one["name"], "ApplyMethod": one["apply_method"]} for one in dropped
                ]
                aws.client("rds").reset_db_parameter_group(
                    DBParameterGroupName=state["name"], ResetAllParameters=False, Parameters=reset
                )
            self._set(aws, state)
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("rds").delete_db_parameter_group(DBParameterGroupName=state["id"])

    def _set(self, aws: Aws, state: State) -> None:
        parameters = [
            {
                "ParameterName": one["name"],
                "ParameterValue": one["value"],
                "ApplyMethod": one["apply_method"] or "immediate",
            }
            for one in state["parameter"] or []
        ]
        if parameters:
            aws.client("rds").modify_db_parameter_group(
                DBParameterGroupName=state["name"], Parameters=parameters
            )


@served
class Instance(Rds):
    type = "aws_db_instance"
    creates = "CreateDBInstance"
    names: ClassVar[Names] = {
        "identifier": "DBInstanceIdentifier",
        "instance_class": "DBInstanceClass",
        "username": "MasterUsername",
        "password": "MasterUserPassword",
        "password_wo": "MasterUserPassword",
        "parameter_group_name": "DBParameterGroupName",
        "backup_window": "PreferredBackupWindow",
        "maintenance_window": "PreferredMaintenanceWindow",
        "ca_cert_identifier": "CACertificateIdentifier",
        "iam_database_authentication_enabled": "EnableIAMDatabaseAuthentication",
        "enabled_cloudwatch_logs_exports": "EnableCloudwatchLogsExports",
        "performance_insights_enabled": "EnablePerformanceInsights",
        "arn": "DBInstanceArn",
        "resource_id": "DbiResourceId",
        "status": "DBInstanceStatus",
        "address": "Endpoint.Address",
        "hosted_zone_id": "Endpoint.HostedZoneId",
        # Changes by itself, which would be shown as drift at every look.
        "latest_restorable_time": None,
        # Where a description has another form than an order, `read` says it.
        "endpoint": None,
        "engine_version_actual": "EngineVersion",
    }
    gone = ("DBInstanceNotFound", "DBInstanceNotFoundFault")
    # What a description calls otherwise than the order does.
    told: ClassVar[Names] = {
        "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
        "enabled_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
        "performance_insights_enabled": "PerformanceInsightsEnabled",
        "port": "Endpoint.Port",
        "engine_version": None,
    }

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"Tags": tag_list(state["tags_all"])}
        made = aws.client("rds").create_db_instance(**arguments)["DBInstance"]
        state["id"] = made.get("DbiResourceId") or state["identifier"]
        self._wait(aws, state["identifier"], CREATED_WITHIN_S, "the creation of the database")

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = self._found(aws, state["identifier"])
        read = response(self.schema.block, found, {**self.names, **self.told})
        version = str(found.get("EngineVersion", ""))
        asked = state.get("engine_version")
        port = found.get("Endpoint", {}).get("Port")
        read |= {
            "engine_version": asked if asked and f"{version}.".startswith(f"{asked}.") else version,
            "endpoint": f"{found.get('Endpoint', {}).get('Address')}:{port}",
            "vpc_security_group_ids": [
                group["VpcSecurityGroupId"] for group in found.get("VpcSecurityGroups", [])
            ],
            "db_subnet_group_name": found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
            "parameter_group_name": next(
                (group["DBParameterGroupName"] for group in found.get("DBParameterGroups", [])), None
            ),
            "tags_all": tags_of(found.get("TagList")),
        }
        if secret := found.get("MasterUserSecret"):
            members = {"kms_key_id": "KmsKeyId", "secret_arn": "SecretArn", "secret_status": "SecretStatus"}
            read["master_user_secret"] = [{name: secret.get(member) for name, member in members.items()}]
        else:
            read["master_user_secret"] = []
        return {name: value for name, value in read.items() if value is not None}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        names = [name for name in state if name not in _OUR_OWN and changed(state, prior, name)]
        if "engine_version" in names:
            names.append("allow_major_version_upgrade")
        if changed(state, prior, "password_wo_version"):
            names.append("password_wo")
        changes = self.request(aws, {name: state[name] for name in names}, "ModifyDBInstance")
        if "enabled_cloudwatch_logs_exports" in names:
            before = set(prior.get("enabled_cloudwatch_logs_exports") or ())
            after = set(state.get("enabled_cloudwatch_logs_exports") or ())
            changes["CloudwatchLogsExportConfiguration"] = {
                "EnableLogTypes": sorted(after - before),
                "DisableLogTypes": sorted(before - after),
            }
        if changes:
            changes["DBInstanceIdentifier"] = prior["identifier"]
            changes["ApplyImmediately"] = bool(state.get("apply_immediately"))
            aws.client("rds").modify_db_instance(**changes)
            self._wait(aws, prior["identifier"], CHANGED_WITHIN_S, "the change of the database")
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        arguments: dict[str, Any] = {
            "DBInstanceIdentifier": state["identifier"],
            "SkipFinalSnapshot": bool(state.get("skip_final_snapshot")),
        }
        if not state.get("skip_final_snapshot"):
            if not state.get("final_snapshot_identifier"):
                raise ValueError("final_snapshot_identifier is required when skip_final_snapshot is false")
            arguments["FinalDBSnapshotIdentifier"] = state["final_snapshot_identifier"]
        aws.client("rds").delete_db_instance(**arguments)
        aws.wait(
            lambda: self._is_gone(aws, state["identifier"]),
            deadline_s=DELETED_WITHIN_S,
            what="the deletion of the database",
        )

    def imported(self, identity: str) -> State:
        return {"id": identity, "identifier": identity}

    def _found(self, aws: Aws, identifier: str) -> dict[str, Any]:
        return aws.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]

    def _wait(self, aws: Aws, identifier: str, deadline_s: float, what: str) -> None:
        aws.wait(
            lambda: self._found(aws, identifier)["DBInstanceStatus"] in _DONE,
            deadline_s=deadline_s,
            what=what,
        )

    def _is_gone(self, aws: Aws, identifier: str) -> bool:
        try:
            self._found(aws, identifier)
        except ClientError as error:
            return error_code(error) in self.gone
        return False
