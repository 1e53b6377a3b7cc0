"""What looks after an environment keeps its records where deployments do."""

from tests.deployment.conftest import records, s3_endpoint

__all__ = ["records", "s3_endpoint"]
