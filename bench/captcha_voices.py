"""Makes the clips of hcpov/captcha/voices again: `python bench/captcha_voices.py [es …]`. Needs Debian's espeak-ng.

They are kept in the repository: 0.3 MB for each language, ours, and the same on every machine, where clips made at
set-up would ask each server for espeak-ng and sound different after its upgrades.
"""

import array
import subprocess
import sys
import tempfile
import wave
from math import cos, pi, sin
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hcpov.captcha.speech import RATE, VOICES

DIGITS = "02345689"
WORDS = {
    "en": "zero two three four five six eight nine".split(),
    "es": "cero dos tres cuatro cinco seis ocho nueve".split(),
}

# What espeak-ng calls them, pitch (0-99), words a minute: all unlike, all plain. None that croaks or whispers.
SPEAKERS = {
    "en": {
        "anna": ("en-us+f2", 50, 150),
        "bert": ("en-gb-x-rp+m1", 38, 135),
        "cleo": ("en-gb-scotland+f3", 55, 140),
        "dora": ("en-us+f4", 42, 175),
        "emil": ("en-us+m3", 45, 140),
        "fred": ("en-029+m7", 50, 170),
        "gina": ("en-gb+f1", 60, 145),
        "hugo": ("en-us-nyc+m4", 35, 145),
        "ines": ("en-gb-x-rp+f5", 48, 140),
        "john": ("en-us", 55, 150),
    },
    # From Spain and from Latin America, which say cero and cinco apart.
    "es": {
        "anna": ("es+f2", 50, 160),
        "bert": ("es+m1", 38, 150),
        "cleo": ("es-419+f3", 55, 155),
        "dora": ("es-419+f4", 42, 180),
        "emil": ("es-419+m3", 45, 155),
        "fred": ("es+m7", 50, 175),
        "gina": ("es+f1", 60, 160),
        "hugo": ("es-419+m4", 35, 155),
        "ines": ("es-419+f5", 48, 165),
        "john": ("es", 55, 165),
    },
}
LOUDNESS = 30.0  # root of the mean square of a clip, of 127
SILENCE = 0.03  # of the loudest: less is cut away at both ends
TAPS = 40  # half the length of the low-pass, in samples of the clip as spoken


def main() -> None:
    """Speaks every digit with every voice of the languages that are named, or of all, and writes the clips."""
    for language in sys.argv[1:] or WORDS:
        folder, total = VOICES / language, 0
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.wav"):
            old.unlink()
        for name, speaker in SPEAKERS[language].items():
            for digit, word in zip(DIGITS, WORDS[language], strict=True):
                path = folder / f"{digit}-{name}.wav"
                write(path, level(trimmed(slower(*spoken(word, *speaker)))))
                total += path.stat().st_size
        print(f"{len(SPEAKERS[language])} voices, {len(DIGITS)} digits, {total:,} bytes in {folder}")


def spoken(word: str, voice: str, pitch: int, speed: int) -> tuple[list[float], int]:
    """Returns the samples that espeak-ng speaks, and their rate."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "word.wav")
        subprocess.run(["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(speed), "-w", path, word], check=True)
        with wave.open(str(path)) as sound:
            return list(array.array("h", sound.readframes(sound.getnframes()))), sound.getframerate()


def slower(samples: list[float], rate: int) -> list[float]:
    """Returns the samples at RATE, through a windowed sinc that lets nothing above half of it pass."""
    ratio = rate / RATE
    cut = 0.92 / ratio
    found = []
    for number in range(int(len(samples) / ratio)):
        middle = number * ratio
        value = 0.0
        for at in range(max(0, int(middle) - TAPS), min(len(samples), int(middle) + TAPS)):
            x = at - middle
            kernel = cut if not x else sin(pi * cut * x) / (pi * x)
            value += samples[at] * kernel * (0.5 + 0.5 * cos(pi * x / (TAPS + 1)))
        found.append(value)
    return found


def trimmed(samples: list[float]) -> list[float]:
    """Returns the samples without the silence around them, with short slopes at both ends."""
    quiet = SILENCE * max(map(abs, samples))
    loud = [number for number, value in enumerate(samples) if abs(value) > quiet]
    kept = samples[loud[0] : loud[-1] + 1]
    slope = RATE // 200
    for number in range(slope):
        kept[number] *= number / slope
        kept[-1 - number] *= number / slope
    return kept


def level(samples: list[float]) -> bytes:
    """Returns the samples in eight bits, all clips equally loud. The few peaks above that are bent, not broken."""
    scale = LOUDNESS / (sum(value * value for value in samples) / len(samples)) ** 0.5
    return bytes(round(128 + bent(value * scale)) for value in samples)


def bent(value: float) -> float:
    """Returns a value within 120, softly."""
    return value / (1 + abs(value / 120) ** 4) ** 0.25


def write(path: Path, samples: bytes) -> None:
    """Writes a clip."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(samples)


if __name__ == "__main__":
    main()
