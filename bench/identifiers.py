"""Measures the finder of patient identifiers: precision and recall on the labelled corpus, CPU time on hostile texts.

    .venv/bin/python bench/identifiers.py [--misses] [corpus file …]

A find counts as right when it overlaps a labelled span of its own kind. The last line is JSON.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hcpov.text.identifiers import Kind, find
from tests.text.corpus import EVERY_CUE, Line, Score, measure, read

CORPUS = Path(__file__).resolve().parents[1] / "tests/text/corpus"
EACH = 100_000
HOSTILE = {
    "100,000 digits": "7" * EACH,
    "100,000 groups of digits": "123 " * (EACH // 4),
    "1- 50,000 times": "1-" * 50_000,
    "a@ 50,000 times": "a@" * 50_000,
    "a. 50,000 times": "a." * 50_000,
    "100,000 opening brackets": "(" * EACH,
    "nested brackets": "(" * (EACH // 2) + ")" * (EACH // 2),
    "zero-width": "\u200b" * EACH,
    "zero-width between digits": "5\u200b" * (EACH // 2),
    "right-to-left marks": "\u202e\u200f" * (EACH // 2),
    "full-width digits": "\uff15" * EACH,
    "a megabyte of one letter": "a" * 1_000_000,
    "a megabyte of one capital": "A" * 1_000_000,
    "a megabyte of é": "é" * 1_000_000,
    "Mr 33,333 times": "Mr " * (EACH // 3),
    "Mr Ab 16,666 times": "Mr Ab " * (EACH // 6),
    "Ab 33,333 times": "Ab " * (EACH // 3),
    "MRN 25,000 times": "mrn " * (EACH // 4),
    "account no. 9 times 9,000": "account no. 9 " * (EACH // 14),
    "dates": "1/1/11 " * (EACH // 7),
    "born and dates": "born 1/1/11 " * (EACH // 12),
    "telephone": "call (555) " * (EACH // 11),
    "0 1 2": "01 " * (EACH // 3),
    "links": "http://" * (EACH // 7),
    "dots": ". " * (EACH // 2),
    "at dot": "a at a dot " * (EACH // 11),
    "colons": "1:" * (EACH // 2),
    "lines": "\n" * EACH,
    "streets": "1 A Bc De Fg " * (EACH // 13),
}


def row(name: str, score: Score) -> str:
    """Returns one line of the table."""
    return (
        f"{name:24} {score.precision:9.3f} {score.recall:7.3f} {score.hits:6} {score.wrong:6} {score.missed:6} "
        f"{score.hits + score.missed:9}"
    )


def cpu_ms(text: str) -> float:
    """Returns the CPU time of one search in milliseconds."""
    started = time.process_time()
    find(text)
    return (time.process_time() - started) * 1000


def show_if_wrong(line: Line) -> None:
    """Prints a sentence whose finds are not those labelled."""
    found = [f"{one.kind} {one.text!r}" for one in find(line.text, line.own_words)]
    meant = [f"{label.kind} {line.text[label.start : label.end]!r}" for label in line.labels]
    if [one.split()[0] for one in found] != [one.split()[0] for one in meant]:
        print(f"  {line.text}\n    found: {', '.join(found) or '-'}; meant: {', '.join(meant) or '-'}")


def main() -> None:
    """Prints the tables and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print each sentence that is not as labelled")
    parser.add_argument("files", nargs="*", type=Path, default=sorted(CORPUS.glob("*.txt")))
    asked = parser.parse_args()
    figures: dict[str, object] = {}
    for files in [[file] for file in asked.files] + ([asked.files] if len(asked.files) > 1 else []):
        name = files[0].stem if len(files) == 1 else "all"
        lines = [line for file in files for line in read(file)]
        by_kind, sentences = measure(lines)
        total = sum(by_kind.values(), Score())
        print(f"\n{name}: {len(lines)} sentences, {sum(bool(line.labels) for line in lines)} with identifiers")
        print(f"{'':24} precision  recall  right  wrong missed  labelled")
        for kind in Kind:
            if by_kind[kind] != Score():
                print(row(kind.value, by_kind[kind]))
        print(row("all finds", total))
        print(row("sentences held rightly", sentences))
        figures[name] = {
            "precision": round(total.precision, 4),
            "recall": round(total.recall, 4),
            "sentence_precision": round(sentences.precision, 4),
            "sentence_recall": round(sentences.recall, 4),
        }
        if asked.misses and name != "all":
            for line in lines:
                show_if_wrong(line)
    print(f"\n{'hostile text, CPU ms':32}  alone  with every cue word after it")
    slowest = {"alone": 0.0, "cued": 0.0}
    for name, text in HOSTILE.items():
        alone, cued = cpu_ms(text), cpu_ms(text + EVERY_CUE)
        slowest = {"alone": max(slowest["alone"], alone), "cued": max(slowest["cued"], cued)}
        print(f"{name:32} {alone:6.1f} {cued:6.1f}")
    print(json.dumps({**figures, "slowest_hostile_ms": {key: round(value, 1) for key, value in slowest.items()}}))


if __name__ == "__main__":
    main()
