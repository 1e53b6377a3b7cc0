"""`python -m sandbox.provider`: serves until standard input ends."""

from __future__ import annotations

import argparse
import logging
import sys

from sandbox.provider.aws import Aws, NotLoopback
from sandbox.provider.server import serve


def main() -> None:
    """Serves the provider."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.provider", description=__doc__)
    parser.add_argument("--endpoint-url", required=True, help="the sandbox, for all services")
    parser.add_argument("--region", default="us-east-2", help="the region that the sandbox is (us-east-2)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    try:
        aws = Aws(endpoint_url=arguments.endpoint_url, region=arguments.region)
    except NotLoopback as error:
        sys.exit(str(error))
    serve(aws)


if __name__ == "__main__":
    main()
