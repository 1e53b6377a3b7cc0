import pytest

from planning.brief import BriefError, read_brief


def test_defaults_follow_the_job_type():
    ad = read_brief({"prompt": "  Shoes  "})
    assert (ad.prompt, ad.duration_s, ad.clips, ad.frames) == ("Shoes", 30, 5, 900)
    video = read_brief({"prompt": "Song", "job_type": "music_video", "duration_s": None})
    assert (video.duration_s, video.clips, video.frames) == (60, 15, 1800)


def test_colors_are_normalised_and_line_breaks_kept():
    brief = read_brief(
        {"prompt": "a\nb", "brand_colors": ["#F51", " #0A0b0C ", "#ff5511"], "cta": "  Buy   now "}
    )
    assert brief.brand_colors == ("#ff5511", "#0a0b0c")
    assert (brief.prompt, brief.cta) == ("a\nb", "Buy now")


@pytest.mark.parametrize("prompt", ["7", "é", "Реклама", "自転車", "عطر", "x" * 2000])
def test_any_script_is_accepted(prompt: str):
    assert read_brief({"prompt": prompt}).prompt == prompt


REFUSED = [
    ({"prompt": ""}, "prompt", "empty"),
    ({"prompt": " \n "}, "prompt", "empty"),
    ({"prompt": "🎉🔥"}, "prompt", "no letter or digit"),
    ({"prompt": "x" * 2001}, "prompt", "2001 characters and may have 2000"),
    ({"prompt": "a\x00b"}, "prompt", "U+0000"),
    ({"prompt": 3}, "prompt", "must be text"),
    ({"duration_s": 14}, "duration_s", "15 to 60 s"),
    ({"duration_s": 61}, "duration_s", "music_video"),
    ({"duration_s": 59, "job_type": "music_video"}, "duration_s", "60 to 180 s"),
    ({"duration_s": 181, "job_type": "music_video"}, "duration_s", "60 to 180 s"),
    ({"duration_s": 20.5}, "duration_s", "whole number"),
    ({"aspect": "4:3"}, "aspect", "'4:3'"),
    ({"also": ["4:3"]}, "also", "'4:3'"),
    ({"also": "9:16"}, "also", "list of 16:9, 9:16 or 1:1"),
    ({"draft": "yes"}, "draft", "true or false"),
    ({"job_type": "film"}, "job_type", "ad_creative or music_video"),
    ({"clip_count": 2}, "clip_count", "3 to 5 clips"),
    ({"clip_count": 6}, "clip_count", "3 to 5 clips"),
    ({"clip_count": 21, "job_type": "music_video"}, "clip_count", "10 to 20 clips"),
    ({"brand_colors": ["red"]}, "brand_colors", "not a hex colour"),
    ({"brand_colors": ["#111"] * 6}, "brand_colors", "5 is the most"),
    ({"cta": "x" * 41}, "cta", "41 characters and may have 40"),
    ({"voice_over": "x" * 451}, "voice_over", "451 characters and a film of 30 s has time for 450"),
    ({"voice_over": "x" * 2701}, "voice_over", "2701 characters and may have 2700"),
    ({"voice_over": "…!"}, "voice_over", "no letter or digit"),
    ({"voice_over": 3}, "voice_over", "must be text"),
    ({"captions": "both"}, "captions", "have no words"),
    ({"captions": "loud"}, "captions", "none, burned, track or both"),
    ({"language": "tlh"}, "language", "'tlh'"),
    ({"seed": -1}, "seed", "between 0 and"),
    ({"logo": "x"}, "logo", "has no field"),
]


@pytest.mark.parametrize(("change", "place", "says"), REFUSED)
def test_a_refusal_is_one_sentence_with_place_limit_and_remedy(change: dict, place: str, says: str):
    with pytest.raises(BriefError) as refusal:
        read_brief({"prompt": "Shoes", **change})
    assert list(refusal.value.problems) == [place]
    sentence = refusal.value.problems[place]
    assert says in sentence
    assert ":" in sentence
    assert sentence.endswith((".", ")"))
    assert "\n" not in sentence


def test_every_bad_field_is_named():
    with pytest.raises(BriefError) as refusal:
        read_brief({"prompt": "", "aspect": "4:3", "seed": -1})
    assert set(refusal.value.problems) == {"prompt", "aspect", "seed"}


def test_a_ratio_is_made_once():
    brief = read_brief({"prompt": "Shoes", "aspect": "9:16", "also": ["1:1", "9:16", "1:1"]})
    assert brief.also == ("1:1",)
