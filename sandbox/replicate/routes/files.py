"""`/files`: the host of outputs, which at Replicate is another one and takes no token."""

from __future__ import annotations

import mimetypes
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import FileResponse

from sandbox.replicate.answers import HalfAFile
from sandbox.replicate.problems import Problem, not_found
from sandbox.replicate.routes.access import AccountDep

router = APIRouter()


@router.get("/files/{key}/{name}")
async def get_file(
    key: str, name: str, account: AccountDep, authorization: Annotated[str | None, Header()] = None
) -> Response:
    """Ours alone: a token that comes here has leaked, and is refused."""
    if authorization is not None:
        raise Problem(
            400,
            "Token sent to the host of the files",
            "The request carries an Authorization header, and output files are served by another host than "
            "the API: the token would have leaked. Fetch them without it.",
        )
    found = account.files.open(key, name)
    if found is None:
        raise not_found()
    path, cut_off = found
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return HalfAFile(path, kind) if cut_off else FileResponse(path, media_type=kind)
