"""The limits in Prefect that all workers share: what they are called, and how much they allow.

A module of its own, without imports: a worker makes the limits and never the films, which take far more
to load.
"""

CLIP_LIMIT = "reelflow-clips"
"""Clips that are drawn or normalised at once; as many as the machine that makes the limit has cores."""

ORDER_LIMIT = "reelflow-replicate-orders"
"""Orders at Replicate: its slots decay as orders may follow."""
ORDERS_PER_MINUTE = 600
ORDERS_AT_ONCE = 50
