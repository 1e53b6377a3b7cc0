"""Stands in for the AWS provider of Terraform in a rehearsal: same schema, resources made on the sandbox.

It knows the types that infra/ uses, and no others: `scripts/provider_schema.py` adds one's schema,
overlay.toml what that leaves out, and resources/ how one is made.

Its limits: it takes more than the real provider would, since values are checked against the models of AWS's
API and against overlay.toml, not by the provider's own code. All configurations of the provider in one run
(aliases) are one, and a second run at the same time shares its default tags. Rules inside a security group,
which here are resources of their own, are not looked at, nor is whom a budget notifies.
"""

from sandbox.provider.server import serving

__all__ = ["serving"]
