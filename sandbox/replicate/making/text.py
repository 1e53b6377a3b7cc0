"""Text: a storyboard by the built-in planner where one is asked for, otherwise a plain sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from planning.brief import LIMITS, Brief
from planning.builtin import BuiltinPlanner
from sandbox.replicate.making.circumstances import Circumstances, Made
from sandbox.replicate.orders import Order

CHUNK = re.compile(r"\s*\S+\s*")
BRIEF_LIMIT = 2000


def make_text(order: Order, directory: Path, circumstances: Circumstances) -> Made:
    """An answer in pieces of a word or so, which joined are the whole.

    A prompt that holds a brief as JSON, or a JSON schema with scenes, is answered with a storyboard in JSON.
    """
    documents, words = _read(f"{order.system}\n{order.prompt}")
    schema = next((found for found in documents if _names_scenes(found)), None)
    brief = next(filter(None, map(_brief, documents)), None)
    if brief is None and schema is not None:
        brief = _guessed(_read(order.prompt)[1] or words)
    if brief is None:
        text = f"A film in one sentence: {' '.join(order.prompt.split())[:200]}"
        return Made(CHUNK.findall(text), ["answered in words"])
    board = BuiltinPlanner().plan(brief).model_dump(mode="json")
    text = json.dumps(_fitted(board, schema) if schema else board, ensure_ascii=False)
    return Made(CHUNK.findall(text), ["answered with a storyboard"])


def _read(text: str) -> tuple[list[dict[str, Any]], str]:
    """The JSON objects in a text, none of those inside another one, and the words around them."""
    decoder, position = json.JSONDecoder(), 0
    documents: list[dict[str, Any]] = []
    while (start := text.find("{", position)) >= 0:
        try:
            found, end = decoder.raw_decode(text, start)
        except json.JSONDecodeError:
            position = start + 1
            continue
        documents.append(found)
        text, position = f"{text[:start]} {text[end:]}", start
    return documents, " ".join(text.split())


def _brief(document: dict[str, Any]) -> Brief | None:
    """The brief that a document holds, if it is one; what a brief does not have is left out."""
    known = {name: document[name] for name in Brief.model_fields if name in document}
    try:
        return Brief.model_validate(known) if isinstance(known.get("prompt"), str) else None
    except ValidationError:
        return None


def _names_scenes(document: dict[str, Any]) -> bool:
    return "scenes" in document.get("properties", {})


def _guessed(prompt: str) -> Brief:
    """A brief for a prompt in words: what it says of seconds and scenes, where that is allowed."""
    seconds = int(found[1]) if (found := re.search(r"(\d+)[ -]*(?:s\b|sec)", prompt)) else None
    job = "music_video" if "music video" in prompt.lower() else "ad_creative"
    low, high = LIMITS[job].clips
    scenes = int(found[1]) if (found := re.search(r"(\d+) (?:scenes|shots|clips)", prompt)) else None
    shortest, longest = LIMITS[job].seconds
    return Brief(
        prompt=prompt[-BRIEF_LIMIT:],
        job_type=job,
        duration_s=min(max(seconds or LIMITS[job].default_seconds, shortest), longest),
        clip_count=min(max(scenes, low), high) if scenes else None,
    )


def _fitted(board: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The storyboard with those fields alone that a schema names, of the film and of its scenes."""
    fields = schema["properties"]
    scene = _resolved(_resolved(fields["scenes"], schema).get("items", {}), schema).get("properties")
    fitted = {name: value for name, value in board.items() if name in fields}
    if scene:
        fitted["scenes"] = [
            {name: value for name, value in shot.items() if name in scene} for shot in board["scenes"]
        ]
    return fitted


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference into the schema's definitions points at, or the part itself."""
    reference = part.get("$ref", "")
    return schema.get("$defs", {}).get(reference.rpartition("/")[2], {}) if reference else part
