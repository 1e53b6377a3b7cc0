"""Stands in for the AWS provider of Terraform in a rehearsal: same schema, resources made on the sandbox."""

from sandbox.provider.server import serving

__all__ = ["serving"]
