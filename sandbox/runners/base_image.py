"""The image that the product's image is built upon: the public one, or the same of Debian's packages."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import docker
from docker.errors import DockerException, ImageNotFound

from sandbox.errors import SandboxFailed

PUBLIC = "python:3.12-slim-bookworm"
OWN = "reelflow-base:bookworm"
RELEASE = "bookworm"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PULL_TIMEOUT_S = 120
MADE_WITHIN_S = 600


def base_image(host: str) -> str:
    """The name of a base image that the engine has; where it can't be pulled, one is made, as root on Debian.

    Raises:
        SandboxFailed: it can neither be pulled nor made.
    """
    client = docker.DockerClient(base_url=host, timeout=PULL_TIMEOUT_S)
    try:
        for name in (PUBLIC, OWN):
            try:
                client.images.get(name)
                return name
            except ImageNotFound:
                continue
        try:
            client.images.pull(PUBLIC)
            return PUBLIC
        except DockerException as refused:
            _make(client, str(refused))
            return OWN
    finally:
        client.close()


def _make(client: docker.DockerClient, refused: str) -> None:
    program = shutil.which("debootstrap")
    if program is None:
        raise SandboxFailed(
            f"The base image {PUBLIC} can't be pulled ({refused}), and debootstrap, which would make "
            "one, isn't installed. Type: sudo apt-get install debootstrap"
        )
    with tempfile.TemporaryDirectory(prefix="reelflow-base-") as scratch:
        root, packed = Path(scratch) / "root", Path(scratch) / "root.tar"
        packages = "--include=ca-certificates,python3,python3-venv"
        made = subprocess.run(
            [program, "--variant=minbase", packages, RELEASE, str(root)],
            capture_output=True,
            text=True,
            timeout=MADE_WITHIN_S,
            check=False,
        )
        if made.returncode:
            last = (made.stdout + made.stderr).strip().splitlines()[-1:]
            raise SandboxFailed(f"debootstrap made no base image: {' '.join(last)}")
        # This machine may reach package indexes through servers with certificates of its own.
        shutil.copy(CERTIFICATES, root / "etc/ssl/certs")
        for cached in ("var/cache/apt", "var/lib/apt/lists"):
            shutil.rmtree(root / cached, ignore_errors=True)
        subprocess.run(["tar", "-C", str(root), "-cf", str(packed), "."], check=True)
        client.api.import_image_from_file(
            str(packed), *OWN.split(":"), changes=[f"ENV SSL_CERT_FILE={CERTIFICATES}"]
        )
