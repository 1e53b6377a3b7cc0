"""Cases of the explainer, by subject: what was found, what the cause is called, and what is said of it."""

from tests.explaining.cases import build, databases, ecs, guide, prefect, terraform

CASES = [
    *guide.CASES,
    *ecs.CASES,
    *terraform.CASES,
    *build.CASES,
    *databases.CASES,
    *prefect.CASES,
]
