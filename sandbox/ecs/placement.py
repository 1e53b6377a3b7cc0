"""What tasks need of the network and of IAM, checked against moto's records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends

from sandbox.ecs.errors import ClientException, InvalidParameterException
from sandbox.ecs.records import Task, TaskDefinition, World


def check_network(world: World, definition: TaskDefinition, network: Mapping[str, Any] | None) -> None:
    """Checks that a network configuration is there where it must be, and names what exists.

    Raises:
        InvalidParameterException: it is missing or names something unknown.
    """
    if definition.given.get("networkMode") != "awsvpc":
        return
    if not network or not network.get("awsvpcConfiguration"):
        raise InvalidParameterException(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )
    configuration = network["awsvpcConfiguration"]
    backend = ec2_backends[world.account][world.region]
    for subnet in configuration["subnets"]:
        if not any(subnet in subnets for subnets in backend.subnets.values()):
            raise InvalidParameterException(
                f"Error retrieving subnet information for [{subnet}]: The subnet ID '{subnet}' does not exist"
            )
    for group in configuration.get("securityGroups") or []:
        if backend.get_security_group_from_id(group) is None:
            raise InvalidParameterException(
                f"Error retrieving security group information for [{group}]: "
                f"The security group '{group}' does not exist"
            )


def check_load_balancers(
    world: World, definition: TaskDefinition, balancers: Sequence[Mapping[str, Any]]
) -> None:
    """Checks that each target group exists and has a load balancer, and that the container has the port.

    Raises:
        InvalidParameterException: not so.
    """
    for balancer in balancers:
        arn = balancer["targetGroupArn"]
        group = elbv2_backends[world.account][world.region].target_groups.get(arn)
        if group is None:
            raise InvalidParameterException(f"The specified target group {arn} does not exist.")
        if not group.load_balancer_arns:
            raise InvalidParameterException(
                f"The target group with targetGroupArn {arn} does not have an associated load balancer."
            )
        if group.target_type != "ip":
            raise InvalidParameterException(
                f"The provided target group {arn} has target type {group.target_type}, which is incompatible "
                "with the awsvpc network mode specified in the task definition."
            )
        for container in definition.containers:
            ports = [port["containerPort"] for port in container["portMappings"]]
            if container["name"] == balancer["containerName"] and balancer["containerPort"] in ports:
                break
        else:
            raise InvalidParameterException(
                f"The container {balancer['containerName']} did not have a container port "
                f"{balancer['containerPort']} defined."
            )


def check_roles(world: World, definition: TaskDefinition) -> None:
    """Checks that the roles of a task definition exist.

    Raises:
        ClientException: one doesn't.
    """
    known = {role.arn for role in iam_backends[world.account]["aws"].roles.values()}
    for name in ("executionRoleArn", "taskRoleArn"):
        arn = definition.given.get(name)
        if arn and arn not in known:
            raise ClientException(
                f"ECS was unable to assume the role '{arn}' that was provided for this task. Please verify "
                "that the role being passed has the proper trust relationship and permissions."
            )


def attach_interface(world: World, task: Task) -> None:
    """Gives the task a network interface that has its address, also as its public one where asked for."""
    network = (task.given.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if not network:
        return
    backend = ec2_backends[world.account][world.region]
    interface = backend.create_network_interface(
        backend.get_subnet(network["subnets"][0]),
        task.address,
        group_ids=network.get("securityGroups"),
        description=task.arn.replace(":task/", ":attachment/"),
    )
    interface.status = "in-use"
    if network.get("assignPublicIp") == "ENABLED":
        interface.public_ip = task.address
    task.interface = interface


def detach_interface(world: World, task: Task) -> None:
    if task.interface:
        ec2_backends[world.account][world.region].enis.pop(task.interface.id, None)
