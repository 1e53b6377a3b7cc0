"""A stream plays from the link that is given, whichever store it lies in, and from no other."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from app import storage_keys
from app.links import link_maker
from app.settings import settings
from app.store import media_store
from app.streams import with_links
from media.encoder import run
from media.hls import make_stream
from media.timeline import Cue, Subtitles

FRAMES = 150


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds with a keyframe each second."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=128x72:r=30:d=5", "-f", "lavfi", "-i", "sine=r=48000:d=5"]
    run([*source, "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path)], deadline_s=60)
    return path


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["directory", "s3"])
def link(
    request: pytest.FixtureRequest,
    surroundings: pytest.MonkeyPatch,
    server_url: str,
    film: Path,
    tmp_path: Path,
) -> str:
    """The master playlist of a stored stream."""
    if request.param == "s3":
        endpoint, bucket = request.getfixturevalue("s3_endpoint"), f"media-{uuid4().hex}"
        for name, value in {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-2",
            "MEDIA_URL": f"s3://{bucket}",
            "S3_ENDPOINT_URL": endpoint,
        }.items():
            surroundings.setenv(name, value)
        settings.cache_clear()
        boto3.client("s3", endpoint_url=endpoint).create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-east-2"}
        )
    composition = uuid4()
    subtitles = Subtitles(language="eng", cues=(Cue(text="Hello", start=30, frames=60),))
    for file in make_stream(film, tmp_path / "hls", subtitles=subtitles, frames=FRAMES):
        key = storage_keys.stream_key(composition, file.name)
        media_store().put_file(key, file.path, content_type=file.content_type)
    return link_maker(server_url)(storage_keys.stream_key(composition))


def test_a_player_gets_every_picture_over_http(link: str, film: Path, tmp_path: Path) -> None:
    def pictures(source: str) -> list[str]:
        out = tmp_path / "hashes.txt"
        run(["-i", source, "-map", "0:v:0", "-f", "framehash", "-hash", "md5", str(out)], deadline_s=60)
        return [line.split(",")[-1] for line in out.read_text().splitlines() if not line.startswith("#")]

    shown = pictures(link)
    assert len(shown) == FRAMES
    assert shown == pictures(str(film))


def test_everything_a_playlist_names_can_be_had_with_its_link_and_not_without(link: str) -> None:
    master = httpx.get(link)
    assert master.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    named = [line for line in master.text.splitlines() if line and not line.startswith("#")]
    named += [line.split('URI="')[1].split('"')[0] for line in master.text.splitlines() if 'URI="' in line]
    assert len(named) == 2
    for playlist in named:
        inner = httpx.get(playlist)
        assert inner.headers["Content-Type"] == "application/vnd.apple.mpegurl"
        for segment in (line for line in inner.text.splitlines() if line and not line.startswith("#")):
            assert httpx.get(segment).status_code == 200
            assert httpx.get(segment.partition("?")[0]).status_code == 403
        assert httpx.get(playlist.partition("?")[0]).status_code == 403
    assert httpx.get(link.replace("signature=", "signature=0")).status_code == 403
    assert httpx.head(link).status_code == 200


def test_names_become_links_and_nothing_else_changes() -> None:
    text = '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4.0,\nsegment_000.m4s\n\n#EXT-X-ENDLIST\n'
    linked = with_links(text, lambda name: f"https://films.example/{name}?signature=1")
    assert linked == (
        '#EXTM3U\n#EXT-X-MAP:URI="https://films.example/init.mp4?signature=1"\n#EXTINF:4.0,\n'
        "https://films.example/segment_000.m4s?signature=1\n\n#EXT-X-ENDLIST\n"
    )
