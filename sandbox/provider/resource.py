"""What a resource, a data source and an ephemeral resource are to the provider, and the register of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, cast

from botocore.exceptions import ClientError

from sandbox.provider.aws import Aws, error_code
from sandbox.provider.planning import Path
from sandbox.provider.schema import TypeSchema, schemas
from sandbox.provider.shapes import Names, request, response, violations
from sandbox.provider.values import Value

State = dict[str, Value]


class Resource:
    """Makes, reads, changes and destroys the resources of one type. Has no state: many threads use one.

    Attributes:
        type: Terraform's name of the type.
        service: boto3's name of the service.
        creates: The operation that makes one, against whose model values are checked.
        names: Attributes whose member in the operation's input has another name.
        gone: The API's errors that mean that there is no such thing.
    """

    type: ClassVar[str]
    service: ClassVar[str]
    creates: ClassVar[str] = ""
    names: ClassVar[Names] = {}
    gone: ClassVar[tuple[str, ...]] = ()

    @property
    def schema(self) -> TypeSchema:
        """The schema of the type."""
        return schemas()["resource", self.type]

    def arguments(self, state: Mapping[str, Value]) -> Mapping[str, Value]:
        """The attributes as the API takes them, where it takes others than Terraform; copes with UNKNOWN."""
        return state

    def create(self, aws: Aws, state: State) -> None:
        """Makes the thing and sets at least ``id`` in the state, as soon as it exists."""
        raise NotImplementedError

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        """What AWS says now, by attribute; None if there is no such thing, which `gone` means too."""
        raise NotImplementedError

    def update(self, aws: Aws, state: State, prior: State) -> None:
        """Changes the thing from what it was into what the state says."""
        raise NotImplementedError

    def delete(self, aws: Aws, state: State) -> None:
        """Destroys the thing."""
        raise NotImplementedError

    def imported(self, identity: str) -> State:
        """The attributes by which `read` finds a thing of which only the import's id is known."""
        return {"id": identity}

    def look(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        """Reads, and takes the errors of `gone` as None."""
        try:
            return self.read(aws, state)
        except ClientError as error:
            if error_code(error) in self.gone:
                return None
            raise

    def remove(self, aws: Aws, state: State) -> None:
        """Destroys, and is content if there was nothing."""
        try:
            self.delete(aws, state)
        except ClientError as error:
            if error_code(error) not in self.gone:
                raise

    def request(self, aws: Aws, state: Mapping[str, Value], operation: str = "") -> dict[str, Any]:
        """The arguments of an operation (by default the one that makes a thing) from the attributes."""
        shape = aws.input_of(self.service, operation or self.creates)
        return request(shape, self.arguments(state), self.names, emptying=bool(operation))

    def described(self, answer: Mapping[str, Any]) -> dict[str, Value]:
        """The attributes that an answer of the API has, by the same names."""
        return response(self.schema.block, answer, self.names)

    def complaints(self, aws: Aws, planned: Mapping[str, Value]) -> list[tuple[Path, str]]:
        """What the API's model has against planned values, with the paths of the attributes."""
        if not self.creates:
            return []
        found: list[tuple[Path, str]] = []
        request(
            aws.input_of(self.service, self.creates),
            self.arguments(planned),
            self.names,
            visit=lambda path, shape, value: found.extend((path, said) for said in violations(shape, value)),
        )
        return found


class DataSource:
    """Looks something up."""

    type: ClassVar[str]

    def read(self, aws: Aws, config: State) -> Mapping[str, Value]:
        """The attributes found.

        Raises:
            LookupError: there is no such thing.
        """
        raise NotImplementedError


class Ephemeral(DataSource):
    """Looks something up that is in no plan and no state."""


RESOURCES: dict[str, Resource] = {}
DATA_SOURCES: dict[str, DataSource] = {}
EPHEMERALS: dict[str, Ephemeral] = {}


def served(cls: type[Any]) -> type[Any]:
    """Registers a class under its type."""
    register: dict[str, Any] = (
        RESOURCES if issubclass(cls, Resource) else EPHEMERALS if issubclass(cls, Ephemeral) else DATA_SOURCES
    )
    register[cls.type] = cls()
    return cls


def changed(state: Mapping[str, Value], prior: Mapping[str, Value], *names: str) -> bool:
    """Whether any of the attributes is to change."""
    return any(state.get(name) != prior.get(name) for name in names)


def tags_of(listed: Iterable[Mapping[str, str]] | Mapping[str, str] | None) -> dict[str, str]:
    """Tags as a map, from any of the API's ways to list them; those of AWS itself left out."""
    pairs: dict[str, str] = {}
    if isinstance(listed, Mapping):
        pairs |= cast("Mapping[str, str]", listed)
    else:
        for tag in listed or ():
            pairs[tag.get("Key") or tag.get("key") or ""] = tag.get("Value") or tag.get("value") or ""
    return {key: value for key, value in pairs.items() if not key.startswith("aws:")}


def tag_list(
    tags: Mapping[str, str] | None, *, key: str = "Key", value: str = "Value"
) -> list[dict[str, str]]:
    """Tags as the list that most of the API takes."""
    return [{key: name, value: content} for name, content in (tags or {}).items()]


def retag(
    state: State, prior: State, add: Callable[[dict[str, str]], object], remove: Callable[[list[str]], object]
) -> None:
    """Changes tags by the service's two operations."""
    before, after = prior.get("tags_all") or {}, state.get("tags_all") or {}
    if gone := sorted(before.keys() - after.keys()):
        remove(gone)
    if new := {key: value for key, value in after.items() if before.get(key) != value}:
        add(new)


class TaggedByArn(Resource):
    """What RDS or ElastiCache has made: its tags are read and changed under its ARN."""

    def tags(self, aws: Aws, arn: str) -> dict[str, str]:
        """The tags of a thing."""
        return tags_of(aws.client(self.service).list_tags_for_resource(ResourceName=arn)["TagList"])

    def retag(self, aws: Aws, state: State, prior: State) -> None:
        """Changes the tags."""
        client = aws.client(self.service)
        retag(
            state,
            prior,
            lambda tags: client.add_tags_to_resource(ResourceName=state["arn"], Tags=tag_list(tags)),
            lambda keys: client.remove_tags_from_resource(ResourceName=state["arn"], TagKeys=keys),
        )
