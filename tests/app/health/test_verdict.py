"""What the parts come to, as a table."""

import pytest

from app.health.verdict import verdict
from app.schemas.health import Check, CheckStatus

PARTS = ("database", "migrations", "redis", "s3", "prefect", "replicate_api")


@pytest.mark.parametrize(
    ("failed", "skipped", "status"),
    [
        ((), (), "healthy"),
        ((), ("replicate_api",), "healthy"),
        (("redis",), (), "degraded"),
        (("prefect",), (), "degraded"),
        (("replicate_api",), (), "degraded"),
        (("redis", "prefect", "replicate_api"), (), "degraded"),
        (("database",), ("migrations",), "unhealthy"),
        (("migrations",), (), "unhealthy"),
        (("s3",), (), "unhealthy"),
        (("redis", "s3"), ("replicate_api",), "unhealthy"),
        (PARTS, (), "unhealthy"),
        ((), PARTS, "healthy"),
    ],
)
def test_verdict(failed: tuple[str, ...], skipped: tuple[str, ...], status: str) -> None:
    checks = {part: Check(status=CheckStatus.OK, detail="") for part in PARTS}
    checks |= {part: Check(status=CheckStatus.FAILED, detail="") for part in failed}
    checks |= {part: Check(status=CheckStatus.SKIPPED, detail="") for part in skipped}
    assert verdict(checks) == status
