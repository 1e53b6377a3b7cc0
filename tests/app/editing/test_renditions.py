"""A film in further aspect ratios: asked for, told of, downloaded, and had later by an edit."""

import httpx
import pytest

from tests.app.editing.films import Film, finished_film, make


@pytest.fixture
def shaped(user: httpx.Client) -> Film:
    return finished_film(user, also=["9:16", "1:1"])


def test_each_is_told_of_and_downloaded_under_a_name_of_its_own(shaped: Film) -> None:
    told = shaped.state()
    assert told["also"] == ["9:16", "1:1"]
    tall, square = told["compositions"][0]["renditions"]
    assert (tall["aspect"], tall["width"], tall["height"], tall["padded"]) == ("9:16", 720, 1280, [2])
    assert (square["aspect"], square["width"], square["height"]) == ("1:1", 720, 720)
    for aspect, name in (("9:16", " 9x16.mp4"), ("1:1", " 1x1.mp4")):
        given = (
            shaped.user.get(f"{shaped.version}/download", params={"aspect": aspect}).raise_for_status().json()
        )
        assert given["filename"] == f"{told['title']}{name}"
        assert (given["size_bytes"], given["sha256"]) == (5, "cd" * 32)
    own = shaped.user.get(f"{shaped.version}/download", params={"aspect": "16:9"}).raise_for_status().json()
    assert own["filename"] == f"{told['title']}.mp4"


def test_their_files_are_among_those_of_the_generation(shaped: Film) -> None:
    files = shaped.user.get(f"{shaped.job}/assets").raise_for_status().json()["items"]
    assert [file["size_bytes"] for file in files if file["kind"] == "video"] == [4, 5, 5]


def test_a_film_that_was_made_without_is_edited_to_have_them(film: Film) -> None:
    missing = film.user.get(f"{film.version}/download", params={"aspect": "9:16"})
    assert missing.status_code == 404
    assert "it was made in 16:9" in missing.text
    assert film.user.get(f"{film.version}/download", params={"aspect": "4:3"}).status_code == 422
    edited = film.cut_list() | {"also": ["9:16"]}
    film.user.post(f"{film.version}/edit", json=edited).raise_for_status()
    clips = film.state()["clips"]
    make(film.job_id)
    first, second = film.state()["compositions"]
    assert (first["renditions"], [made["aspect"] for made in second["renditions"]]) == ([], ["9:16"])
    # The clips are those that there were: none was ordered again.
    assert [clip["attempts"] for clip in film.state()["clips"]] == [clip["attempts"] for clip in clips]
