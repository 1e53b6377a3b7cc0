"""The errors of the ECS API; each class is a code as the API names it."""

from __future__ import annotations


class EcsError(Exception):
    """An error that the API answers with: its class is the code, its text the message."""

    status = 400

    @property
    def code(self) -> str:
        return type(self).__name__


class ClientException(EcsError):
    pass


class InvalidParameterException(EcsError):
    pass


class ClusterNotFoundException(EcsError):
    pass


class ServiceNotFoundException(EcsError):
    pass


class ServiceNotActiveException(EcsError):
    pass


class ServiceDeploymentNotFoundException(EcsError):
    pass


class ClusterContainsServicesException(EcsError):
    pass


class ClusterContainsTasksException(EcsError):
    pass
