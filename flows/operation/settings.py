"""The security settings that are looked at each day for drift, and each week for the guide's checklist."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from blocks.account import account_of
from flows.deployment.release import Check
from flows.operation import guarding
from flows.operation.looking import looked
from flows.operation.standing import Standing


def settings_checks(stands: Standing) -> list[Coroutine[Any, Any, Check]]:
    """A look at each setting that keeps people out, to be awaited side by side."""
    return [
        looked("Public access", lambda: _public_access(stands)),
        looked("Bucket over TLS", lambda: _bucket_tls(stands)),
        looked("Database is private", lambda: _database_private(stands)),
        looked("Database over TLS", lambda: _database_tls(stands)),
        looked("Cache is private", lambda: _cache(stands)),
        looked("Open ports", lambda: _ports(stands)),
    ]


async def _public_access(stands: Standing) -> str:
    bucket = stands.outputs.media_bucket
    found = await asyncio.to_thread(account_of(stands.environment).bucket, bucket)
    return guarding.private_bucket(bucket, private=found.private)


async def _bucket_tls(stands: Standing) -> str:
    bucket = stands.outputs.media_bucket
    statements = await asyncio.to_thread(stands.environment.security().bucket_policy, bucket)
    return guarding.tls_only(bucket, statements)


async def _database_private(stands: Standing) -> str:
    name, guard = stands.outputs.database_identifier, stands.environment.security()
    found = await asyncio.to_thread(guard.database, name)
    return guarding.private_database(
        name, found, await asyncio.to_thread(guard.public_subnets, found.subnets)
    )


async def _database_tls(stands: Standing) -> str:
    name = stands.outputs.database_identifier
    return guarding.database_tls(name, await asyncio.to_thread(stands.environment.security().database, name))


async def _cache(stands: Standing) -> str:
    cache = stands.environment.cache(stands.outputs)
    found, subnets = await asyncio.gather(asyncio.to_thread(cache.describe), asyncio.to_thread(cache.subnets))
    public = await asyncio.to_thread(stands.environment.security().public_subnets, subnets)
    return guarding.private_cache(found, subnets, public)


async def _ports(stands: Standing) -> str:
    return guarding.minimal_ports(await asyncio.to_thread(stands.environment.security().rules))
