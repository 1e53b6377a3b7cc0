"""What looks after an environment keeps its records where deployments do, and is run by the same Prefect."""

from tests.deployment.conftest import prefect_api, records, s3_endpoint

__all__ = ["prefect_api", "records", "s3_endpoint"]
