"""The long-lived process that serves the provider, and how to have one.

Terraform finds it through TF_REATTACH_PROVIDERS, so nothing is installed, locked or started anew per command.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import grpc
from tf.gen.grpc_stdio_pb2_grpc import GRPCStdioServicer, add_GRPCStdioServicer_to_server
from tf.gen.tfplugin_pb2_grpc import add_ProviderServicer_to_server

from sandbox.provider import protocol, resources
from sandbox.provider.aws import Aws
from sandbox.provider.resource import RESOURCES
from sandbox.provider.servicer import Servicer

log = logging.getLogger(__name__)

PROVIDER = "registry.terraform.io/hashicorp/aws"
ROOT = Path(__file__).resolve().parent.parent.parent
# More than Terraform's default parallelism of 10, for two commands at once.
THREADS = 32
LONGEST_MESSAGE = 64 * 1024 * 1024
STOP_WITHIN_S = 5.0


class ProviderDidNotStart(RuntimeError):
    """The provider's process ended before it served."""


@contextmanager
def serving(endpoint_url: str, region: str) -> Iterator[str]:
    """Has the provider served by a process of its own, which ends with the context or with this process.

    Args:
        endpoint_url: The sandbox's endpoint, for all services; an address of this machine.
        region: The region that the sandbox is.

    Yields:
        The value of TF_REATTACH_PROVIDERS with which Terraform uses it.

    Raises:
        ProviderDidNotStart: the process ended at once; its last words are in the message.
    """
    command = [sys.executable, "-m", "sandbox.provider", "--endpoint-url", endpoint_url, "--region", region]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True
        )
        assert process.stdin
        assert process.stdout
        try:
            reattach = process.stdout.readline().strip()
            if not reattach:
                process.wait()
                complaints.seek(0)
                raise ProviderDidNotStart(
                    f"The rehearsal's Terraform provider did not start: {complaints.read().decode().strip()}"
                )
            yield reattach
        finally:
            process.stdin.close()
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def serve(aws: Aws) -> None:
    """Serves until standard input ends; prints the value of TF_REATTACH_PROVIDERS when it answers."""
    resources.register()
    server = grpc.server(
        ThreadPoolExecutor(THREADS, thread_name_prefix="provider"),
        options=[
            ("grpc.max_receive_message_length", LONGEST_MESSAGE),
            ("grpc.max_send_message_length", LONGEST_MESSAGE),
        ],
    )
    servicer = Servicer(aws)
    server.add_generic_rpc_handlers([_later_methods(servicer)])
    add_ProviderServicer_to_server(servicer, server)
    add_GRPCStdioServicer_to_server(_SilentStdio(), server)
    # A path of a socket holds little more than a hundred characters: not below a deep home.
    with tempfile.TemporaryDirectory(prefix="provider-") as directory:
        socket = f"{directory}/socket"
        server.add_insecure_port(f"unix://{socket}")
        server.start()
        sys.stdout.write(reattachment(socket) + "\n")
        sys.stdout.flush()
        Thread(target=_warm_up, args=(aws,), daemon=True).start()
        # Whoever started this holds the other end: its death closes it, however it dies.
        sys.stdin.read()
        aws.stopping.set()
        server.stop(grace=1).wait()


def _warm_up(aws: Aws) -> None:
    """Has the clients ready before Terraform asks: reading the models of all services takes a second."""
    for service in sorted({resource.service for resource in RESOURCES.values()}):
        aws.client(service)


def reattachment(socket: str) -> str:
    """What TF_REATTACH_PROVIDERS has to be for a provider of this process on a socket."""
    served = {
        "Protocol": "grpc",
        "ProtocolVersion": 6,
        "Pid": os.getpid(),
        # Terraform leaves such a provider running at the end.
        "Test": True,
        "Addr": {"Network": "unix", "String": socket},
    }
    return json.dumps({PROVIDER: served})


class _SilentStdio(GRPCStdioServicer):
    """Terraform asks for the provider's output; ours goes to its own log."""

    def StreamStdio(self, request: Any, context: Any) -> Iterator[Any]:
        return iter(())


def _later_methods(servicer: Servicer) -> grpc.GenericRpcHandler:
    """The calls of ephemeral resources, which the stubs don't know."""
    messages = {
        "ValidateEphemeralResourceConfig": (protocol.OpenRequest, protocol.Diagnostics),
        "OpenEphemeralResource": (protocol.OpenRequest, protocol.OpenResponse),
        "RenewEphemeralResource": (protocol.HandleRequest, protocol.Diagnostics),
        "CloseEphemeralResource": (protocol.HandleRequest, protocol.Diagnostics),
    }
    return grpc.method_handlers_generic_handler(
        "tfplugin6.Provider",
        {
            name: grpc.unary_unary_rpc_method_handler(
                getattr(servicer, name),
                request_deserializer=asked.FromString,
                response_serializer=answered.SerializeToString,
            )
            for name, (asked, answered) in messages.items()
        },
    )
