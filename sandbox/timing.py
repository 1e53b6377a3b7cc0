"""How the sandbox shortens what takes AWS minutes, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Caps in seconds: a shorter time that is asked for stays, a longer one is cut to this.

    Attributes:
        health_interval_s: between two health checks of a container or a target that isn't healthy yet; one
            that is, is checked as seldom as it says itself.
        start_period_s: in which a container's failed checks don't count.
        grace_period_s: in which a service doesn't look at what its target group says.
        deregistration_s: for which a target that drains keeps its connections.
        database_creation_s: how long RDS says `creating`; not a cap.
        breaker_failures: the fewest failed tasks that trip the circuit breaker, where the service does not
            set its own threshold. ECS has 3.
        unanswered_s: how long a task waits, PENDING, for what it does not reach. Fargate tries for minutes.
    """

    health_interval_s: float = 1.0
    start_period_s: float = 60.0
    grace_period_s: float = 60.0
    deregistration_s: float = 10.0
    database_creation_s: float = 0.0
    breaker_failures: int = 3
    unanswered_s: float = 5.0
