"""Listens to codes for bench/captcha.py: `python captcha_listeners.py FOLDER CLIPS`. Needs numpy.

FOLDER holds codes as WAV, CLIPS the clips they are made of. Prints a JSON object: for each listener the answers by file
name. The two that match hold the same clips as the site, and know how many digits there are, how far speeds range, and
nothing else.

- waveform: the best normalised cross-correlation of any clip at any of 33 speeds
- spectrum: the same of logarithmic spectra in 24 bands at 17 speeds, which forgives a drift in speed; once more with
  each band levelled, which undoes filters

A recogniser with a model of its own would be a third; pocketsphinx was tried, and gets none of 20 codes right even when
they are spoken in silence.
"""

import json
import sys
import wave
from pathlib import Path

import numpy as np

Floats = np.ndarray
Clips = list[tuple[str, Floats]]

RATE = 8000
BIN = 80  # samples: positions are kept by ten milliseconds
APART = 38  # bins between the middles of two digits, at least


def read(path: Path) -> Floats:
    """Returns the samples of a file, around zero."""
    with wave.open(str(path)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), np.uint8).astype(np.float32) - 128


def at_speed(clip: Floats, speed: float) -> Floats:
    """Returns a clip at another speed."""
    return np.interp(np.arange(0, len(clip) - 1, speed), np.arange(len(clip)), clip).astype(np.float32)


def best_line(scores: Floats, digits: list[str], count: int) -> str:
    """Returns the `count` digits, far enough apart, whose scores sum to most."""
    top, which = scores.max(0), scores.argmax(0)
    bins = len(top)
    best = np.full((count + 1, bins + APART + 1), -1e9)
    best[0] = 0
    taken = np.zeros((count + 1, bins), bool)
    for number in range(1, count + 1):
        for at in range(bins):
            here, skip = top[at] + best[number - 1, at], best[number, at + APART - 1]
            taken[number, at] = here > skip
            best[number, at + APART] = max(here, skip)
    answer, at, number = "", bins - 1, count
    while number and at >= 0:
        if taken[number, at]:
            answer = digits[which[at]] + answer
            number, at = number - 1, at - APART
        else:
            at -= 1
    return answer


def by_waveform(sounds: list[Floats], clips: Clips, digits: list[str], count: int) -> list[str]:
    """Matches the sounds themselves, in steps of one sample."""
    length = max(map(len, sounds))
    size = 1 << (length + 8000).bit_length()
    stack = np.zeros((len(sounds), length), np.float32)
    for row, sound in zip(stack, sounds, strict=True):
        row[: len(sound)] = sound
    spectra = np.fft.rfft(stack, size).astype(np.complex64)
    energy = np.concatenate([np.zeros((len(sounds), 1)), np.cumsum(stack.astype(np.float64) ** 2, 1)], 1)
    scores = np.zeros((len(sounds), len(digits), length // BIN + 1), np.float32)
    for digit, clip in clips:
        for speed in np.arange(0.8, 1.201, 0.0125):
            form = at_speed(clip, speed)
            form /= np.linalg.norm(form)
            match = np.fft.irfft(spectra * np.conj(np.fft.rfft(form, size)), size)[:, : length - len(form)]
            match = np.abs(match) / np.sqrt(energy[:, len(form) : length] - energy[:, : length - len(form)] + 100)
            whole = match.shape[1] // BIN
            peaks = match[:, : whole * BIN].reshape(len(sounds), whole, BIN).max(2)
            shift = len(form) // 2 // BIN
            place = scores[:, digits.index(digit), shift : shift + whole]
            np.maximum(place, peaks, out=place)
    return [best_line(each, digits, count) for each in scores]


def bands(sound: Floats) -> Floats:
    """Returns the logarithmic spectrum in 24 bands, every ten milliseconds."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, 128), 256)[::BIN] * np.hanning(256)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges = np.unique(np.round(np.geomspace(4, 128, 26)).astype(int))
    found = np.log(np.add.reduceat(power, edges[:-1], axis=1) + 2e4)
    return found.astype(np.float32)


def by_spectrum(sounds: list[Floats], clips: Clips, digits: list[str], count: int, axes: int | None) -> list[str]:
    """Matches patches of spectrum less their mean: over the whole patch, or for each band, which undoes a filter."""
    heard = [bands(sound) for sound in sounds]
    scores = [np.zeros((len(digits), len(each)), np.float32) for each in heard]
    for digit, clip in clips:
        for speed in np.arange(0.8, 1.201, 0.025):
            form = bands(at_speed(clip, speed))
            form = form - form.mean(axes)
            form /= np.linalg.norm(form)
            for each, score in zip(heard, scores, strict=True):
                views = np.lib.stride_tricks.sliding_window_view(each, form.shape)[:, 0]
                means = views.mean(1 if axes == 0 else (1, 2))
                means = (means**2).sum(1) * len(form) if axes == 0 else means**2 * form.size
                spread = np.sqrt(np.maximum(np.einsum("nij,nij->n", views, views) - means, 1e-3))
                match = np.einsum("nij,ij->n", views, form) / spread
                shift = len(form) // 2
                place = score[digits.index(digit), shift : shift + len(match)]
                np.maximum(place, match, out=place)
    return [best_line(each, digits, count) for each in scores]


def main() -> None:
    """Answers for every file of the folder."""
    paths = sorted(Path(sys.argv[1]).glob("*.wav"))
    sounds = [read(path) for path in paths]
    count = len(paths[0].stem.split("-")[1])
    clips = [(path.stem[0], read(path)) for path in sorted(Path(sys.argv[2]).glob("*.wav"))]
    digits = sorted({digit for digit, _ in clips})
    found = {
        "waveform matching": by_waveform(sounds, clips, digits, count),
        "spectrum matching": by_spectrum(sounds, clips, digits, count, None),
        "spectrum, each band levelled": by_spectrum(sounds, clips, digits, count, 0),
    }
    names = [path.stem for path in paths]
    print(json.dumps({name: dict(zip(names, answers, strict=True)) for name, answers in found.items()}))


if __name__ == "__main__":
    main()
