"""The sound: small, a real WAV, the same for one challenge, another for the next."""

import hashlib
import io
import math
import tracemalloc
import wave
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.captcha import challenges, speech
from hcpov.captcha.challenges import ALPHABET, DIGITS
from hcpov.languages import TRANSLATED
from tests.forms import hidden, right_code
from tests.make import Make

CODES = [(ALPHABET * DIGITS)[number : number + DIGITS] for number in range(30)]


LANGUAGES = pytest.mark.parametrize("language", sorted(speech.SPOKEN))


def seed(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


@LANGUAGES
def test_small_whole_and_of_the_length_of_five_digits(language: str) -> None:
    for number, code in enumerate(CODES):
        file = speech.speak(code, seed(number), language)
        assert len(file) <= 40_000
        with wave.open(io.BytesIO(file)) as sound:
            assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 1, 8000)
            assert 4 < sound.getnframes() / sound.getframerate() <= speech.LONGEST
        assert file[:4] == b"RIFF"
        assert int.from_bytes(file[4:8], "little") == len(file) - 8
        assert code.encode() not in file


def test_same_seed_same_bytes_and_no_other() -> None:
    assert speech.speak("24689", seed(1)) == speech.speak("24689", seed(1))
    assert len({speech.speak("24689", seed(number)) for number in range(10)}) == 10
    assert speech.speak("24689", seed(1)) != speech.speak("24688", seed(1))


@LANGUAGES
def test_longest_code_of_the_slowest_clips_fits(language: str) -> None:
    clips, _ = speech._clips(language)
    longest = max(map(len, clips.values())) / speech._SPEED[0] / speech.RATE
    assert DIGITS * longest + speech._BEFORE + speech._AFTER <= speech.LONGEST


@LANGUAGES
def test_every_digit_has_the_same_voices(language: str) -> None:
    clips, names = speech._clips(language)
    assert len(names) >= 6
    assert set(clips) == {(digit, name) for digit in ALPHABET for name in names}
    assert len(set(clips.values())) == len(clips)
    assert sum(path.stat().st_size for path in (speech.VOICES / language).iterdir()) <= 600_000


def test_voices_take_no_more_memory_than_their_files() -> None:
    files = sum(path.stat().st_size for path in (speech.VOICES / "en").iterdir())
    tracemalloc.start()
    try:
        kept = speech._clips.__wrapped__("en")
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept and taken <= files + 100_000


def test_no_voice_speaks_twice_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = []
    drift = speech._drifting
    names = {clip: name for (_, name), clip in speech._clips()[0].items()}

    def heard(clip: memoryview, chance: speech._Chance) -> list[float]:
        spoken.append(names[clip])
        return drift(clip, chance)

    monkeypatch.setattr(speech, "_drifting", heard)
    for number in range(20):
        speech.speak("22222", seed(number))
    by_code = [spoken[at : at + 5] for at in range(0, 100, 5)]
    assert all(a != b for each in by_code for a, b in pairwise(each))
    assert len(set(spoken)) == len(speech._clips()[1])


@LANGUAGES
def test_digits_stand_above_what_is_under_them(language: str) -> None:
    for number, code in enumerate(CODES):
        voices, ground = speech.voices_and_ground(code, seed(number), language)
        assert len(voices) == len(ground)
        pairs = [(voice, under) for voice, under in zip(voices, ground, strict=True) if voice]
        above = 10 * math.log10(sum(voice**2 for voice, _ in pairs) / sum(under**2 for _, under in pairs))
        assert above > 3.5
        assert sum(map(abs, ground)) / len(ground) > 3  # nowhere is there silence to cut at
        loud = sum(abs(voice + under) > 127 for voice, under in pairs)
        assert loud < 0.02 * len(pairs)  # and little is cut off


def test_one_challenge_has_one_sound(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    first, second = (hidden(client.get(f"/captcha?for={post.id}").text) for _ in range(2))
    answer = client.get(f"/captcha/{first}/audio")
    assert answer.data == client.get(f"/captcha/{first}/audio").data
    assert answer.data != client.get(f"/captcha/{second}/audio").data
    with app.app_context():
        challenge = challenges.read(first)
        assert challenge is not None
        assert answer.data == speech.speak(right_code(app, first), challenges.seed(challenge.nonce))
    assert answer.mimetype == "audio/wav"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_sound_in_parts(client: FlaskClient, make: Make) -> None:
    token = hidden(client.get(f"/captcha?for={make.post().id}").text)
    whole = client.get(f"/captcha/{token}/audio")
    part = client.get(f"/captcha/{token}/audio", headers={"Range": "bytes=100-199"})
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert part.status_code == 206
    assert part.data == whole.data[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.data)}"
    assert part.headers["Cache-Control"] == "no-store"


def test_every_language_of_a_catalogue_is_spoken() -> None:
    assert {*TRANSLATED, "en"} <= speech.SPOKEN
    assert [speech.spoken(each) for each in ("en", "es", "es-MX", "ar")] == ["en", "es", "es", "en"]
    assert speech.speak("24689", seed(1), "es") != speech.speak("24689", seed(1))
