"""`reelflow doctor`: what is there and what is missing, each with its remedy."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import psutil
from rich.console import Console
from rich.table import Table

from app.errors import AppError
from app.settings import settings

NEEDED_FILTERS = ("xfade", "overlay", "loudnorm", "ebur128", "scale", "concat")
NEEDED_ENCODERS = ("libx264", "aac")
FREE_DISK_GB = 2.0
FREE_MEMORY_GB = 1.0


@dataclass(frozen=True)
class Finding:
    """One line: OK, NG (needed and missing) or SKIP (not configured, the built-in part serves)."""

    name: str
    verdict: Literal["OK", "NG", "SKIP"]
    detail: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Looks at everything a render needs; touches nothing and starts nothing."""
    checks: dict[str, Callable[[], Finding]] = {
        "Python": _python,
        "ffmpeg": _ffmpeg,
        "Fonts": _fonts,
        "PostgreSQL": _postgres,
        "Redis": _redis,
        "Prefect": _prefect,
        "Media store": _media_store,
        "Disk": _disk,
        "Memory": _memory,
        "Replicate": _replicate,
        "Provenance": _provenance,
    }
    return [_guarded(name, check) for name, check in checks.items()]


def show(findings: list[Finding], console: Console) -> None:
    """The findings as a table."""
    table = Table(box=None, show_header=False, pad_edge=False)
    colours = {"OK": "green", "NG": "red", "SKIP": "yellow"}
    for finding in findings:
        remedy = f"\n[bold]{finding.remedy}[/]" if finding.remedy else ""
        table.add_row(
            f"[{colours[finding.verdict]}]{finding.verdict}[/]", finding.name, finding.detail + remedy
        )
    console.print(table)


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except AppError as fault:
        return Finding(name, "NG", f"{fault.what}: {fault.cause}".strip(), fault.remedy)
    except ModuleNotFoundError as missing:
        return Finding(name, "NG", f"embedded: {missing.name} is not installed", "Configure a server.")
    except (OSError, PackageNotFoundError, subprocess.SubprocessError) as fault:
        return Finding(
            name, "NG", str(fault), "Run `make demo` in the checkout: it installs what is missing."
        )


def _python() -> Finding:
    # Older than 3.11 it could not have been installed for.
    return Finding("Python", "OK", platform.python_version())


def _ffmpeg() -> Finding:
    from media.encoder import ffmpeg_binary

    binary = ffmpeg_binary()

    def listed(what: str) -> set[str]:
        command = [binary, "-hide_banner", f"-{what}"]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return {words[1] for words in map(str.split, lines) if len(words) > 1}

    missing = [name for name in NEEDED_FILTERS if name not in listed("filters")]
    missing += [name for name in NEEDED_ENCODERS if name not in listed("encoders")]
    if missing:
        return Finding("ffmpeg", "NG", f"{binary} lacks {', '.join(missing)}", "Unset IMAGEIO_FFMPEG_EXE.")
    return Finding("ffmpeg", "OK", f"{binary}, with libx264, AAC and every filter needed")


def _fonts() -> Finding:
    return Finding("Fonts", "OK", f"Manrope {version('font-manrope')}, Roboto {version('font-roboto')}")


def _postgres() -> Finding:
    from app.database import engine, reachable
    from stack.postgres import binaries

    if settings().database_url is None:
        program = binaries() / "postgres"
        found = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        return Finding("PostgreSQL", "OK", f"embedded: {found.strip()}")
    here = engine()
    with reachable(here), here.connect() as connection:
        found = connection.exec_driver_sql("SHOW server_version").scalar_one()
    return Finding("PostgreSQL", "OK", f"DATABASE_URL: {found}")


def _redis() -> Finding:
    from redis import Redis
    from redis.exceptions import RedisError

    from stack.redis import binary

    if (configured := settings().redis_url) is None:
        found = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True).stdout
        return Finding("Redis", "OK", f"embedded: {' '.join(found.split()[:3])}")
    try:
        with Redis.from_url(configured.get_secret_value(), socket_timeout=5.0) as client:
            server = client.info("server")
    except (RedisError, ValueError) as fault:
        return Finding("Redis", "NG", f"REDIS_URL: {fault}", "Start it, or correct or unset REDIS_URL.")
    return Finding("Redis", "OK", f"REDIS_URL: {server['redis_version']}")


def _prefect() -> Finding:
    import httpx

    api = os.environ.get("PREFECT_API_URL")
    if not api:
        return Finding("Prefect", "OK", f"embedded: {version('prefect')}")
    try:
        httpx.get(f"{api.rstrip('/')}/health", timeout=5.0).raise_for_status()
    except httpx.HTTPError as fault:
        return Finding(
            "Prefect", "NG", f"{api} does not answer: {fault}", "Start it or unset PREFECT_API_URL."
        )
    return Finding("Prefect", "OK", f"PREFECT_API_URL: {api}")


def _media_store() -> Finding:
    from app.store import media_store
    from blocks.media_store import StoreError

    url = settings().media_url
    try:
        if url.startswith("s3:"):
            media_store().check()
    except StoreError as fault:
        return Finding("Media store", "NG", str(fault), "Check MEDIA_URL and the credentials.")
    return Finding("Media store", "OK", url)


def _disk() -> Finding:
    free = shutil.disk_usage(_existing(settings().reelflow_home)).free / 1e9
    if free < FREE_DISK_GB:
        return Finding(
            "Disk",
            "NG",
            f"{free:.1f} GB free, {FREE_DISK_GB:.0f} GB needed",
            "Free some, or set REELFLOW_HOME.",
        )
    return Finding("Disk", "OK", f"{free:.0f} GB free for {settings().reelflow_home}")


def _memory() -> Finding:
    free = psutil.virtual_memory().available / 1e9
    if free < FREE_MEMORY_GB:
        return Finding(
            "Memory", "NG", f"{free:.1f} GB free, {FREE_MEMORY_GB:.0f} GB needed", "Close what holds it."
        )
    return Finding("Memory", "OK", f"{free:.0f} GB free, {os.cpu_count()} cores")


def _replicate() -> Finding:
    if settings().replicate_api_token is None:
        return Finding(
            "Replicate", "SKIP", "REPLICATE_API_TOKEN is not set: clips are drawn by the built-in source"
        )
    return Finding("Replicate", "OK", "REPLICATE_API_TOKEN is set")


def _provenance() -> Finding:
    from app.provenance import develops, signer
    from media.provenance import ProvenanceError

    if develops():
        return Finding("Provenance", "OK", "films are signed by this machine, whom nobody else trusts")
    try:
        found = signer()
    except ProvenanceError as fault:
        return Finding("Provenance", "NG", f"{fault.what}: {fault.cause}", fault.remedy)
    if found is None:
        return Finding("Provenance", "SKIP", "C2PA_CERTIFICATE is not set: films go out without a manifest")
    return Finding("Provenance", "OK", f"films are signed by {found.issuer}")


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
