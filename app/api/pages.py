"""`/` and `/static/…`: the web page."""

from __future__ import annotations

import os
from pathlib import Path

import font_manrope
from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

PAGES = Path(__file__).resolve().parent.parent / "pages"
# Files carry no version in their names: browsers keep them, and ask each time whether they still hold.
REVALIDATED = {"Cache-Control": "no-cache"}
# The font changes with a dependency, not with a release.
KEPT_FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}

router = APIRouter(include_in_schema=False)


class _Files(StaticFiles):
    """Files with an ETag and a Last-Modified, revalidated on every use."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(REVALIDATED)
        return response


@router.get("/")
def index() -> FileResponse:
    """The one page; what it shows is decided by the part of the address behind `#`."""
    return FileResponse(PAGES / "index.html", headers=REVALIDATED)


@router.get("/static/fonts/manrope.ttf")
def font() -> FileResponse:
    """Manrope in all its weights, from the package that films take it from."""
    file = font_manrope.font_files["ManropeVariableFont_wght"]
    return FileResponse(file, media_type="font/ttf", headers=KEPT_FOR_A_DAY)


def install(app: FastAPI) -> None:
    """Serves the page and what it is made of."""
    app.include_router(router)
    app.mount("/static", _Files(directory=PAGES / "static"), name="static")
