"""Uploads through the API: kept once, listed in pages, one's own only, deleted when nothing needs them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import Session, col, select, update

from app import admission, jobs
from app.assets import keep_upload
from app.database import session
from app.models import AssetKind, BrandAsset, Composition, JobStatus, UserSession
from app.requests import GenerationCreate
from app.settings import settings
from blocks.media_store import DirectoryMediaStore, StoreFull
from tests.app.files import png, wav

ASSETS = "/api/v1/assets"


def upload(
    client: httpx.Client, content: bytes, kind: str = "logo", filename: str = "logo.png"
) -> httpx.Response:
    return client.post(ASSETS, files={"file": (filename, content)}, data={"kind": kind})


def objects(tmp_path: Path) -> list[str]:
    return [found.key for found in DirectoryMediaStore(root=tmp_path / "media").list()]


def rows() -> int:
    with session() as db:
        return len(db.exec(select(BrandAsset.id)).all())


def owner(asset_id: str) -> UserSession:
    with session() as db:
        return db.get_one(UserSession, db.get_one(BrandAsset, UUID(asset_id)).session_id)


@pytest.mark.parametrize(
    ("kind", "content", "facts"),
    [
        ("logo", png(), {"content_type": "image/png", "width": 48, "height": 32, "duration_s": None}),
        ("image", png(), {"content_type": "image/png", "width": 48, "height": 32, "duration_s": None}),
        ("music", wav(), {"content_type": "audio/wav", "width": None, "height": None}),
        ("audio", wav(), {"content_type": "audio/wav", "width": None, "height": None}),
    ],
)
def test_an_upload_is_kept_as_it_was(
    client: httpx.Client, kind: str, content: bytes, facts: dict[str, object]
) -> None:
    answer = upload(client, content, kind, "acme.bin")
    assert answer.status_code == 201, answer.text
    asset = answer.json()
    assert asset | facts | {"kind": kind, "filename": "acme.bin", "size_bytes": len(content)} == asset
    assert client.get(f"{ASSETS}/{asset['id']}").json() == asset
    assert client.get(ASSETS).json() == {"items": [asset], "next_cursor": None}
    assert httpx.get(asset["url"]).content == content


def test_the_same_file_is_one_asset_of_a_session_and_kind(
    client: httpx.Client, sign_in: Callable[[], httpx.Client], tmp_path: Path
) -> None:
    first = upload(client, png()).json()
    with session() as db:
        db.exec(update(BrandAsset).values(expires_at=datetime.now(UTC) + timedelta(minutes=1)))
    again = upload(client, png(), filename="other name.png")
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert datetime.fromisoformat(again.json()["expires_at"]) > datetime.now(UTC) + timedelta(days=29)
    assert upload(client, png(), "image").status_code == 201
    assert upload(sign_in(), png()).status_code == 201
    assert len(objects(tmp_path)) == rows() == 3


def test_the_same_file_sent_several_times_at_once_is_one_asset(client: httpx.Client, tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: upload(client, png()), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(objects(tmp_path)) == rows() == 1


def test_an_object_that_was_lost_is_put_back(client: httpx.Client, tmp_path: Path) -> None:
    asset = upload(client, png()).json()
    DirectoryMediaStore(root=tmp_path / "media").delete_prefix("uploads/")
    assert httpx.get(asset["url"]).status_code == 404
    assert upload(client, png()).status_code == 200
    assert httpx.get(asset["url"]).content == png()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ünïcode – logo 👩‍🚀.png", "Ünïcode – logo 👩‍🚀.png"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\me\logo.png", "logo.png"),
        ("line\u2028break\u202egnp.exe", "line?break?gnp.exe"),
        ("🚀" * 5000, "🚀" * 255),
        ("..", "logo.png"),
        ("  ", "logo.png"),
    ],
)
def test_any_file_name_is_shown_safely(client: httpx.Client, given: str, shown: str) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nlogo\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + given.encode().replace(b"\\", b"\\\\")
        + b'"\r\n\r\n'
        + png()
        + b"\r\n--x--\r\n"
    )
    answer = client.post(ASSETS, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["filename"] == shown


def test_pages_hold_every_asset_once_newest_first(client: httpx.Client) -> None:
    made = [upload(client, png(seed)).json()["id"] for seed in range(5)]
    sound = upload(client, wav(), "music").json()["id"]
    # All at the same moment: the id decides then.
    with session() as db:
        db.exec(update(BrandAsset).where(col(BrandAsset.kind) == "logo").values(created_at=datetime.now(UTC)))
    seen, cursor = [], ""
    while True:
        page = client.get(ASSETS, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [asset["id"] for asset in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert len(page["items"]) == 2
    assert seen == [*sorted(made, reverse=True), sound]
    assert [asset["id"] for asset in client.get(ASSETS, params={"kind": "music"}).json()["items"]] == [sound]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"cursor": "nonsense"}, "query:cursor"),
        ({"limit": "0"}, "query:limit"),
        ({"limit": "101"}, "query:limit"),
        ({"kind": "film"}, "query:kind"),
    ],
)
def test_a_list_that_can_not_be_is_refused(client: httpx.Client, query: dict[str, str], pointer: str) -> None:
    answer = client.get(ASSETS, params=query)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_what_is_not_ones_own_is_not_there(
    client: httpx.Client, anonymous: httpx.Client, sign_in: Callable[[], httpx.Client]
) -> None:
    asset = upload(client, png()).json()
    other = sign_in()
    for client_, asset_id in ((other, asset["id"]), (client, uuid4())):
        for method in ("GET", "DELETE"):
            answer = client_.request(method, f"{ASSETS}/{asset_id}")
            assert answer.status_code == 404
            assert answer.json()["code"] == "not_found"
    assert other.get(ASSETS).json()["items"] == []
    for answer in (anonymous.get(ASSETS), upload(anonymous, png()), anonymous.get(f"{ASSETS}/{asset['id']}")):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_expired_asset_is_gone(client: httpx.Client) -> None:
    asset = upload(client, png()).json()
    with session() as db:
        then = datetime.now(UTC) - timedelta(days=31)
        db.exec(update(BrandAsset).values(created_at=then, expires_at=then + timedelta(days=30)))
    assert client.get(ASSETS).json()["items"] == []
    assert client.get(f"{ASSETS}/{asset['id']}").status_code == 404
    assert client.delete(f"{ASSETS}/{asset['id']}").status_code == 404
    assert upload(client, png()).status_code == 201


def test_deleting_takes_row_and_object(client: httpx.Client, tmp_path: Path) -> None:
    asset = upload(client, png()).json()
    assert client.delete(f"{ASSETS}/{asset['id']}").status_code == 204
    assert (rows(), objects(tmp_path)) == (0, [])
    assert client.get(f"{ASSETS}/{asset['id']}").status_code == 404
    assert client.delete(f"{ASSETS}/{asset['id']}").status_code == 404


@pytest.mark.parametrize("status", list(JobStatus))
def test_an_asset_that_a_job_needs_stays(client: httpx.Client, status: JobStatus) -> None:
    asset_id = upload(client, png()).json()["id"]
    user = owner(asset_id)
    with session() as db:
        job = admission.create_job(db, GenerationCreate(prompt="A red kettle", logo_asset_id=asset_id), user)
        _bring(db, job.id, status)
    ended = status in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}
    answer = client.delete(f"{ASSETS}/{asset_id}")
    assert answer.status_code == (204 if ended else 409)
    if not ended:
        assert str(job.id) in answer.json()["detail"]


def test_music_that_an_edit_needs_stays(client: httpx.Client) -> None:
    music, other = (upload(client, wav(size), "music").json()["id"] for size in (64_000, 65_000))
    user = owner(music)
    with session() as db:
        job = admission.create_job(db, GenerationCreate(prompt="A red kettle"), user)
        cut_list = {"scenes": [], "music": {"kind": "upload", "asset_id": music}}
        db.add(Composition(job_id=job.id, version=2, cut_list=cut_list))
    assert client.delete(f"{ASSETS}/{music}").status_code == 409
    assert client.delete(f"{ASSETS}/{other}").status_code == 204


def _bring(db: Session, job_id: UUID, status: JobStatus) -> None:
    if status is JobStatus.FAILED:
        jobs.fail(db, job_id, "disk_full", "The disk is full", "Free some space")
    elif status is JobStatus.CANCELLED:
        jobs.cancel(db, job_id)
    elif status is not JobStatus.PENDING:
        for step in (JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING, JobStatus.COMPLETED):
            jobs.advance(db, job_id, step)
            if step is status:
                break


def test_a_store_that_is_full_or_down_leaves_nothing(
    client: httpx.Client, surroundings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreFull("Can't put it", "no space left on device", "Make room")

    with surroundings.context() as patched:
        patched.setattr(DirectoryMediaStore, "put_file", full)
        assert upload(client, png()).status_code == 507
    surroundings.setenv("MEDIA_URL", "s3://media")
    surroundings.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:9")
    surroundings.setenv("AWS_ACCESS_KEY_ID", "testing")
    surroundings.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    surroundings.setenv("AWS_DEFAULT_REGION", "us-east-2")
    settings.cache_clear()
    down = upload(client, png())
    assert down.status_code == 503
    assert down.headers["Retry-After"]
    assert rows() == 0
    assert objects(tmp_path) == []


def test_a_row_that_can_not_be_written_leaves_no_object(
    surroundings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    picture = tmp_path / "logo.png"
    picture.write_bytes(png())
    with pytest.raises(Exception, match="its session is over"):
        keep_upload(uuid4(), picture, AssetKind.LOGO)
    assert objects(tmp_path) == []


def test_deleting_with_the_store_down_changes_nothing(
    client: httpx.Client, surroundings: pytest.MonkeyPatch
) -> None:
    asset = upload(client, png()).json()

    def down(*_: object) -> None:
        raise StoreFull("Can't delete it", "read-only", "Look at the disk")

    with surroundings.context() as patched:
        patched.setattr(DirectoryMediaStore, "delete", down)
        assert client.delete(f"{ASSETS}/{asset['id']}").status_code == 507
    assert client.get(f"{ASSETS}/{asset['id']}").json()["id"] == asset["id"]
    assert client.delete(f"{ASSETS}/{asset['id']}").status_code == 204
