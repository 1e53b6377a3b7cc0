"""`python -m sandbox.replicate`: the stand-in as a process."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import uvicorn

from sandbox.replicate.app import create_app
from sandbox.replicate.conduct import TOKEN, Conduct
from sandbox.replicate.faults import NAMES, FaultRefused, Faults, read_faults
from sandbox.replicate.models import ModelsInvalid, load_catalogue

ENDS_WITHIN_S = 3
PARENT_LOOKED_AT_EVERY_S = 0.5


def main(given: Sequence[str] | None = None) -> int:
    """Writes its address and serves until SIGTERM or Ctrl-C. Exit code 2 for arguments that can't be used."""
    arguments = _arguments(given)
    try:
        faults = read_faults(arguments.faults)
        Faults().switch(faults)
        catalogue = load_catalogue(*arguments.models)
    except (FaultRefused, ModelsInvalid) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    conduct = Conduct(
        home=arguments.home or Path(tempfile.mkdtemp(prefix="replicate-stand-in-")),
        token=arguments.token,
        quick=arguments.quick,
        at_once=arguments.at_once,
        run_s=arguments.run_s,
        held_s=arguments.held_s,
        creates_per_minute=arguments.creates_per_minute,
        link_lifetime_s=arguments.link_lifetime_s,
        data_lifetime_s=arguments.data_lifetime_s,
        credit_usd=arguments.credit_usd,
        seed=arguments.seed,
    )
    try:
        listening = socket.create_server(("127.0.0.1", arguments.port))
    except OSError as error:
        sys.stderr.write(f"Port {arguments.port} can't be had: {error.strerror}. Give another --port.\n")
        return 2
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    sys.stderr.write(
        f"A stand-in of Replicate's HTTP API, in {conduct.home}. Set REPLICATE_API_URL={url} and "
        f"REPLICATE_API_TOKEN={conduct.token}. Nothing here is Replicate's, and nothing is paid.\n"
    )
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(conduct, catalogue, faults=faults),
            log_level="warning",
            timeout_graceful_shutdown=ENDS_WITHIN_S,
        )
    )
    if arguments.parent:
        threading.Thread(target=_end_with, args=(arguments.parent, server), daemon=True).start()
    server.run(sockets=[listening])
    return 0


def _end_with(parent: int, server: uvicorn.Server) -> None:
    """Ends the server when its parent is gone."""
    while os.getppid() == parent:
        time.sleep(PARENT_LOOKED_AT_EVERY_S)
    server.should_exit = True


def _dollars(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no amount of US dollars: write it like 10.00."
        ) from error


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.replicate", description="A stand-in of Replicate's HTTP API on this machine."
    )
    add = parser.add_argument
    add("--port", type=int, default=8290, help="on 127.0.0.1; 0 for a free one")
    add("--home", type=Path, help="directory for the bill, the secret and the files; a new one by default")
    add("--token", default=TOKEN, help="the token that is taken")
    add("--quick", action="store_true", help="small cached clips, in place of drawn ones")
    add("--at-once", type=int, default=2, help="predictions side by side")
    add("--run-s", type=float, default=0.0, help="seconds that each one takes at the least")
    add(
        "--held-s", type=float, default=2.0, help="seconds that a connection is held whose answer never comes"
    )
    add("--faults", default="", help=f"name=rate,…; names are {', '.join(NAMES)}")
    add("--models", type=Path, action="append", default=[], help="a further TOML file of models")
    add("--creates-per-minute", type=int, default=600)
    add("--link-lifetime-s", type=float, default=3600.0)
    add("--data-lifetime-s", type=float, default=3600.0)
    add("--credit-usd", type=_dollars, help="what may be spent; no end of it by default")
    add("--seed", type=int, default=0, help="of everything that is left to chance")
    add("--parent", type=int, default=0, help="process id whose end ends this")
    return parser.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
