"""All rules, in the order in which they are asked: the more exact a cause is, the earlier.

What keeps a task from starting is asked before what a task that runs does, and both before what ECS makes of
it; a name that the deployment's record has given already comes last.
"""

from flows.explaining.rules import (
    access,
    image,
    infrastructure,
    network,
    prefect,
    pull,
    running,
    secrets,
    starting,
    stores,
)

RULES = (
    *access.RULES[:-1],
    *prefect.RULES,
    *infrastructure.RULES,
    access.RULES[-1],
    *image.RULES,
    *starting.RULES,
    *network.RULES,
    *secrets.RULES,
    *pull.RULES,
    *secrets.LAST,
    *starting.LAST,
    *running.FIRST,
    *stores.RULES,
    *running.RULES,
    *running.LAST,
    *infrastructure.LAST,
    *prefect.LAST,
)
