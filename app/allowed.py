"""What may be asked of a path: the `Allow` of a refused method (RFC 9110)."""

from __future__ import annotations

from fastapi import Request
from starlette.routing import BaseRoute, Match, Mount

_READING = ("GET", "HEAD")
_METHODS = (*_READING, "POST", "PUT", "PATCH", "DELETE")


def allowed_methods(request: Request) -> list[str]:
    """The methods that any route of the path takes; the framework names only those of the first route."""
    return [
        method for method in _METHODS if any(_takes(route, request, method) for route in request.app.routes)
    ]


def _takes(route: BaseRoute, request: Request, method: str) -> bool:
    # Files are mounted, and a mount leaves methods to what is behind it.
    if isinstance(route, Mount) and method not in _READING:
        return False
    # The request's own scope may tell of the route that it has reached, and would be changed.
    asked = {
        "type": "http",
        "method": method,
        "path": request.scope["path"],
        "root_path": request.scope.get("app_root_path", request.scope.get("root_path", "")),
        "headers": [],
    }
    return route.matches(asked)[0] is Match.FULL
