"""The sound of a code: its digits, each by another voice, over a babble of the same voices backwards.

The same code and seed always give the same bytes: a second request for one challenge brings nothing to average, and a
browser that asks for the sound in parts gets parts of one sound.

Eight bits at 8 kHz as plain WAV, which every browser plays, leave five seconds in 40 KB; ADPCM would leave ten, but
not in every browser. The package's own sound takes 100 KB and 0.4 s, and matching its few clips solves it 83 % of the
time. Here that solves 6-8 %; spectra matched with these very clips, which lie open, solve half (bench/captcha.py).
Fewer layers, drifts or decibels would let more through, more of them would shut out people who hear badly.
The clips are ours, made once by bench/captcha_voices.py, in each language that has a folder of them.
"""

import hashlib
import io
import wave
from collections.abc import Sequence
from functools import cache
from operator import add
from pathlib import Path

RATE = 8000
VOICES = Path(__file__).with_name("voices")
ENGLISH = "en"
SPOKEN = frozenset(path.name for path in VOICES.iterdir())
LONGEST = 4.9  # seconds; 8,000 bytes each

_BEFORE, _AFTER = 0.25, 0.2  # seconds of babble alone
_SPEED = 0.8, 1.2  # pitch moves with it, as with a tape
_GLIDE = 0.12  # by how much the speed drifts within a digit, either way: a template of one speed falls out of step
_TONE = -0.5, 0.7  # a filter for each digit, from dull to thin
_BABBLE = 0.55  # loudness of the babble, of the digits': they stand 6 dB above it
_LAYERS = 2
_HISS = 5  # the highest value of noise, of 127

# What makes signed samples of a file's. Numbers of their own would take five megabytes in each process that spoke once.
_AROUND_ZERO = bytes((value - 128) % 256 for value in range(256))

_Clip = memoryview  # of samples around zero
_Clips = dict[tuple[str, str], _Clip]  # by digit and voice


def spoken(language: str) -> str:
    """Returns the language in which digits are spoken on a site: its own, or English where nobody speaks that."""
    own = language.partition("-")[0]
    return own if own in SPOKEN else ENGLISH


def speak(code: str, seed: bytes, language: str = ENGLISH) -> bytes:
    """Returns the digits spoken, as WAV of at most 40,000 bytes. Whoever does not know the seed cannot foresee it."""
    voices, ground = voices_and_ground(code, seed, language)
    return _wav(bytes([min(255, max(1, int(value + 128.5))) for value in map(add, voices, ground)]))


def voices_and_ground(code: str, seed: bytes, language: str = ENGLISH) -> tuple[list[float], list[float]]:
    """Returns the two halves of the sound: the digits with silence between them, and what lies under them."""
    chance = _Chance(seed)
    clips, names = _clips(language)
    heard: list[list[float]] = []
    last = ""
    for digit in code:
        last = chance.one_of([name for name in names if name != last])
        heard.append(_drifting(clips[digit, last], chance))
    # What is left of the time is shared by the gaps, in unequal parts, so that nobody can know where a digit begins.
    shares = [chance.between(0.6, 1.4) for _ in heard[1:]]
    left = int((LONGEST - _BEFORE - _AFTER) * RATE) - sum(map(len, heard))
    gaps = [max(0, int(left * share / sum(shares))) for share in shares]

    voices = [0.0] * int(_BEFORE * RATE)
    for samples, gap in zip(heard, [*gaps, int(_AFTER * RATE)], strict=True):
        voices += samples
        voices += [0.0] * gap
    return voices, _babble(len(voices), chance, clips)


class _Chance:
    """Numbers that follow from a seed, and from nothing that was heard."""

    def __init__(self, seed: bytes) -> None:
        self._stream = hashlib.shake_256(b"captcha speech" + seed).digest(4096)
        self._noise = hashlib.shake_256(b"captcha noise" + seed)
        self._at = 0

    def between(self, low: float, high: float) -> float:
        """Returns a number between two."""
        part = int.from_bytes(self._stream[self._at : self._at + 4]) / 2**32
        self._at += 4
        return low + (high - low) * part

    def one_of(self, these: Sequence[str]) -> str:
        """Returns one of these."""
        return these[int(self.between(0, len(these)))]

    def noise(self, length: int) -> bytes:
        """Returns even noise."""
        return self._noise.digest(length)


def _babble(length: int, chance: _Chance, clips: _Clips) -> list[float]:
    """Returns hiss, and layers of clips played backwards at other speeds."""
    keys = sorted(clips)
    hiss = [(value - 127.5) * _HISS / 127.5 for value in range(256)]
    ground = [hiss[value] for value in chance.noise(length)]
    for _ in range(_LAYERS):
        at = -int(chance.between(0, 0.3) * RATE)
        while at < length:
            samples = _at_speed(clips[keys[int(chance.between(0, len(keys)))]][::-1], chance.between(0.8, 1.25), 0)
            loud = _BABBLE * chance.between(0.7, 1.3) / _LAYERS**0.5
            begin = max(at, 0)
            part = [value * loud for value in samples[begin - at :]]
            ground[begin : begin + len(part)] = map(add, ground[begin : begin + len(part)], part)
            at += len(samples) + int(chance.between(0, 0.05) * RATE)
    return ground[:length]


def _drifting(clip: _Clip, chance: _Chance) -> list[float]:
    """Returns a clip at a drifting speed, dull or thin by chance, as loud as before."""
    samples = _at_speed(clip, chance.between(*_SPEED), chance.between(-_GLIDE, _GLIDE))
    tone = chance.between(*_TONE)
    heard = [here - tone * before for before, here in zip([0.0, *samples], samples, strict=False)]
    loud = (_power(samples) / _power(heard)) ** 0.5
    return [value * loud for value in heard]


def _power(samples: Sequence[float]) -> float:
    return sum(value * value for value in samples)


def _at_speed(clip: _Clip, speed: float, glide: float) -> list[float]:
    """Returns a clip at a speed that goes from `speed - glide` to `speed + glide`."""
    samples = clip.tolist()
    last = len(samples) - 1
    count = int(last / speed)
    # Way s after t of T samples: s = (speed - glide) t + glide t²/T, which ends at speed·T.
    start, bend = speed - glide, glide / max(count, 1)
    found = []
    for number in range(count):
        way = number * (start + bend * number)
        at = int(way)
        if at >= last:
            break
        here = samples[at]
        found.append(here + (samples[at + 1] - here) * (way - at))
    return found


def _wav(samples: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(samples)
    return out.getvalue()


@cache
def _clips(language: str = ENGLISH) -> tuple[_Clips, list[str]]:
    """Returns a language's clips, and the voices. 0.3 MB, read when the first sound is asked for."""
    clips = {}
    for path in sorted((VOICES / language).glob("*.wav")):
        digit, name = path.stem.split("-")
        with wave.open(str(path)) as sound:
            samples = sound.readframes(sound.getnframes()).translate(_AROUND_ZERO)
        clips[digit, name] = memoryview(samples).cast("b")
    return clips, sorted({name for _, name in clips})
