"""Deploys to the sandbox, as a process of its own that can be killed."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from flows.deploy import deploy
from flows.deployment.options import Options

# No film: what is looked at here is how a deployment goes on, not what it deploys.
OPTIONS = Options(approval="never", bake_s=3.0, roll_out_deadline_s=240.0, lease_s=10.0, generation=False)

if __name__ == "__main__":
    asyncio.run(cast(Any, deploy("sandbox", OPTIONS)))
