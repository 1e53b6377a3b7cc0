"""Which other sites' pages may use the API: those of ``CORS_ORIGINS``, none by default."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.settings import settings

# A page that was told once need not ask before each request for so long.
PREFLIGHT_HOLDS_S = 3600


def install(app: FastAPI) -> None:
    """Lets the configured origins in; tokens go in a header, so that no cookies are let in with them."""
    origins = [origin.strip() for origin in settings().cors_origins.split(",") if origin.strip()]
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Idempotency-Key", "X-Request-ID"],
            expose_headers=["Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
            max_age=PREFLIGHT_HOLDS_S,
        )
