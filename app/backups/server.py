"""A plain connection to a database that an engine's address names."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import URL

CONNECT_TIMEOUT_S = 10


def parameters(url: URL) -> dict[str, Any]:
    """The address as libpq's parameters, with its password."""
    return {**url.translate_connect_args(username="user", database="dbname"), **url.query}


def connect(url: URL, *, autocommit: bool = False) -> psycopg.Connection:
    """A connection of its own, without the limits that requests are held to. Raises psycopg.Error."""
    return psycopg.connect(**parameters(url), connect_timeout=CONNECT_TIMEOUT_S, autocommit=autocommit)
