"""Answers Terraform: a method per call of the plugin protocol, thin over planning, observing, resources."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from grpc import ServicerContext
from tf.gen import tfplugin_pb2 as pb
from tf.gen.tfplugin_pb2_grpc import ProviderServicer

from sandbox.provider import checks, protocol
from sandbox.provider.aws import Aws, Stopped
from sandbox.provider.configuration import configuration_block, configure
from sandbox.provider.observing import observed_state
from sandbox.provider.planning import Path, conform, plan
from sandbox.provider.protocol import diagnostic
from sandbox.provider.resource import DATA_SOURCES, EPHEMERALS, RESOURCES, Resource, State
from sandbox.provider.schema import Kind, TypeSchema, schemas
from sandbox.provider.values import UNKNOWN, Value, decode, encode, without_unknown

log = logging.getLogger(__name__)

# Terraform draws a diagnostic as one paragraph; this one says what the whole thing is.
REHEARSAL = "This is a rehearsal in the sandbox, not validation by the AWS provider."
# What Terraform hands back when it reads what it has just imported.
JUST_IMPORTED = b"imported"
_FAILURES = (ClientError, BotoCoreError, LookupError, TimeoutError, Stopped, ValueError)


class Servicer(ProviderServicer):
    """The provider hashicorp/aws as far as a rehearsal needs it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._schema: pb.GetProviderSchema.Response | None = None

    def GetMetadata(self, request: Any, context: ServicerContext) -> pb.GetMetadata.Response:
        return pb.GetMetadata.Response(
            server_capabilities=_capabilities(),
            resources=[pb.GetMetadata.ResourceMetadata(type_name=name) for name in _served("resource")],
            data_sources=[pb.GetMetadata.DataSourceMetadata(type_name=name) for name in _served("data")],
        )

    def GetProviderSchema(self, request: Any, context: ServicerContext) -> pb.GetProviderSchema.Response:
        if self._schema is None:
            messages = {
                kind: {name: protocol.schema_message(schema) for name, schema in _served(kind).items()}
                for kind in ("resource", "data", "ephemeral")
            }
            answer = pb.GetProviderSchema.Response(
                provider=pb.Schema(version=0, block=protocol.block_message(configuration_block())),
                resource_schemas=messages["resource"],
                data_source_schemas=messages["data"],
                server_capabilities=_capabilities(),
            )
            self._schema = protocol.with_ephemeral(answer, messages["ephemeral"])
        return self._schema

    def ValidateProviderConfig(self, request: Any, context: ServicerContext) -> Any:
        return pb.ValidateProviderConfig.Response()

    def ConfigureProvider(self, request: Any, context: ServicerContext) -> pb.ConfigureProvider.Response:
        answer = pb.ConfigureProvider.Response()
        self._aws.stopping.clear()
        with _failures(answer.diagnostics, "configuring the provider"):
            if wrong := configure(self._aws, decode(request.config)):
                answer.diagnostics.append(diagnostic("The sandbox can't be used so", wrong))
        log.info("%s Endpoint: %s", REHEARSAL, self._aws.endpoint_url)
        return answer

    def StopProvider(self, request: Any, context: ServicerContext) -> pb.StopProvider.Response:
        self._aws.stopping.set()
        return pb.StopProvider.Response()

    def ValidateResourceConfig(self, request: Any, context: ServicerContext) -> Any:
        answer = pb.ValidateResourceConfig.Response()
        with _failures(answer.diagnostics, f"validating {request.type_name}"):
            resource, config = RESOURCES[request.type_name], decode(request.config)
            self._check(answer.diagnostics, resource, config)
            for path, said in checks.contradictions(resource.schema, config):
                answer.diagnostics.append(_refusal("Invalid combination of arguments", path, said))
        return answer

    def ValidateDataResourceConfig(self, request: Any, context: ServicerContext) -> Any:
        return pb.ValidateDataResourceConfig.Response()

    def UpgradeResourceState(self, request: Any, context: ServicerContext) -> Any:
        answer = pb.UpgradeResourceState.Response()
        raw = decode(pb.DynamicValue(json=request.raw_state.json))
        answer.upgraded_state.CopyFrom(encode(conform(RESOURCES[request.type_name].schema.block, raw)))
        return answer

    def ReadResource(self, request: Any, context: ServicerContext) -> pb.ReadResource.Response:
        answer = pb.ReadResource.Response(new_state=request.current_state)
        resource = RESOURCES[request.type_name]
        current: State = decode(request.current_state)
        with _failures(answer.diagnostics, f"reading {request.type_name} ({current.get('id')})"):
            observed = self._observed(resource, current, imported=request.private == JUST_IMPORTED)
            answer.new_state.CopyFrom(encode(observed))
        return answer

    def PlanResourceChange(self, request: Any, context: ServicerContext) -> pb.PlanResourceChange.Response:
        answer = pb.PlanResourceChange.Response(legacy_type_system=True)
        with _failures(answer.diagnostics, f"planning {request.type_name}"):
            resource, proposed = RESOURCES[request.type_name], decode(request.proposed_new_state)
            planned = plan(
                resource.schema,
                prior=decode(request.prior_state),
                proposed=proposed,
                config=decode(request.config),
                known=self._known(proposed),
            )
            if planned.state is not None:
                self._check(answer.diagnostics, resource, planned.state)
            answer.planned_state.CopyFrom(encode(planned.state))
            answer.requires_replace.extend(map(protocol.path_message, planned.replace))
        return answer

    def ApplyResourceChange(self, request: Any, context: ServicerContext) -> pb.ApplyResourceChange.Response:
        answer = pb.ApplyResourceChange.Response(legacy_type_system=True, new_state=request.prior_state)
        resource = RESOURCES[request.type_name]
        prior, planned = decode(request.prior_state), decode(request.planned_state)
        if planned is None:
            with _failures(answer.diagnostics, f"deleting {request.type_name} ({prior.get('id')})"):
                resource.remove(self._aws, prior)
                answer.new_state.CopyFrom(encode(None))
            return answer
        state = without_unknown(planned) | _write_only(resource.schema, decode(request.config))
        doing = f"{'creating' if prior is None else 'updating'} {request.type_name}"
        if named := state.get("name") or state.get("id"):
            doing += f" ({named})"
        with _failures(answer.diagnostics, doing):
            try:
                if prior is None:
                    resource.create(self._aws, state)
                else:
                    resource.update(self._aws, state, prior)
                made = {name: state[name] if value is UNKNOWN else value for name, value in planned.items()}
                undecided = {
                    name: UNKNOWN
                    for name, value in made.items()
                    if value is None and planned[name] is UNKNOWN
                }
                answer.new_state.CopyFrom(encode(self._observed(resource, made | undecided, state)))
            except BaseException:
                # What exists after a failure is Terraform's to know, or the next run makes it twice.
                if prior is None and state.get("id"):
                    answer.new_state.CopyFrom(encode(observed_state(resource.schema, state, {})))
                raise
        return answer

    def ImportResourceState(self, request: Any, context: ServicerContext) -> Any:
        resource = RESOURCES[request.type_name]
        state = conform(resource.schema.block, resource.imported(request.id) | {"region": self._aws.region})
        imported = pb.ImportResourceState.ImportedResource(
            type_name=request.type_name, state=encode(state), private=JUST_IMPORTED
        )
        return pb.ImportResourceState.Response(imported_resources=[imported])

    def ReadDataSource(self, request: Any, context: ServicerContext) -> pb.ReadDataSource.Response:
        answer = pb.ReadDataSource.Response()
        with _failures(answer.diagnostics, f"reading {request.type_name}"):
            schema = schemas()["data", request.type_name]
            config = decode(request.config)
            found = DATA_SOURCES[request.type_name].read(self._aws, config)
            answer.state.CopyFrom(encode(_looked_up(schema, config | {"region": self._aws.region}, found)))
        return answer

    def ValidateEphemeralResourceConfig(self, request: Any, context: ServicerContext) -> Any:
        return protocol.Diagnostics()

    def OpenEphemeralResource(self, request: Any, context: ServicerContext) -> Any:
        answer = protocol.OpenResponse()
        with _failures(answer.diagnostics, f"opening {request.type_name}"):
            schema = schemas()["ephemeral", request.type_name]
            config = decode(request.config)
            found = EPHEMERALS[request.type_name].read(self._aws, config)
            answer.result.CopyFrom(encode(_looked_up(schema, config | {"region": self._aws.region}, found)))
        return answer

    def RenewEphemeralResource(self, request: Any, context: ServicerContext) -> Any:
        return protocol.Diagnostics()

    def CloseEphemeralResource(self, request: Any, context: ServicerContext) -> Any:
        return protocol.Diagnostics()

    def GetFunctions(self, request: Any, context: ServicerContext) -> pb.GetFunctions.Response:
        return pb.GetFunctions.Response()

    def _known(self, proposed: State | None) -> dict[str, Value]:
        tags = (proposed or {}).get("tags")
        every = UNKNOWN if tags is UNKNOWN else {**self._aws.default_tags, **(tags or {})}
        return {"region": self._aws.region, "tags_all": every}

    def _observed(
        self, resource: Resource, current: State, asked: State | None = None, *, imported: bool = False
    ) -> State | None:
        found = resource.look(self._aws, asked or without_unknown(current))
        if found is None:
            return None
        observed = {**_tags(self._aws, current, found), "region": self._aws.region}
        return observed_state(resource.schema, current, observed, imported=imported)

    def _check(self, diagnostics: Any, resource: Resource, values: State) -> None:
        for path, said in checks.complaints(self._aws, resource, values):
            name = path[-1] if isinstance(path[-1], str) else path[-2]
            diagnostics.append(_refusal(f"Invalid value of {name}", path, said))


def _refusal(summary: str, path: Path, said: str) -> pb.Diagnostic:
    return diagnostic(summary, f"{said}. {REHEARSAL}", path=path)


def _tags(aws: Aws, current: State, found: Mapping[str, Value]) -> dict[str, Value]:
    """What was found, with a `tags_all` of AWS taken apart into the resource's own tags and the defaults."""
    every = found.get("tags_all")
    if every is None:
        return dict(found)
    own = current.get("tags")
    own = own if isinstance(own, dict) else {}
    mine = {key: value for key, value in every.items() if key in own or aws.default_tags.get(key) != value}
    return {**found, "tags": mine}


def _write_only(schema: TypeSchema, config: State) -> State:
    return {name: config.get(name) for name, kind in schema.block.attributes.items() if kind.write_only}


def _looked_up(schema: TypeSchema, config: State, found: Mapping[str, Value]) -> State:
    blank = {name: UNKNOWN if config.get(name) is None else config[name] for name in schema.block.attributes}
    return observed_state(schema, conform(schema.block, config) | blank, found)


def _served(kind: Kind) -> dict[str, TypeSchema]:
    served = {"resource": RESOURCES, "data": DATA_SOURCES, "ephemeral": EPHEMERALS}[kind]
    return {name: schema for (of, name), schema in schemas().items() if of == kind and name in served}


def _capabilities() -> pb.ServerCapabilities:
    return pb.ServerCapabilities(get_provider_schema_optional=True)


@contextmanager
def _failures(diagnostics: Any, doing: str) -> Iterator[None]:
    """Turns what went wrong into a diagnostic."""
    try:
        yield
    except _FAILURES as error:
        log.warning("%s: %s", doing, error)
        diagnostics.append(diagnostic(f"{doing}: {error}"))
    except Exception as error:
        log.exception(doing)
        diagnostics.append(
            diagnostic(f"{doing}: the rehearsal's provider failed", f"{type(error).__name__}: {error}")
        )
