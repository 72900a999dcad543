"""The labelled corpus of made-up sentences: how it is read and how finds are measured on it.

One sentence or short paragraph a line; identifiers stand as {{kind|words}}; what follows " || " are the writer's own
words, parted by commas; lines that begin with # are remarks.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hcpov.text.identifiers import Kind, find

FOLDER = Path(__file__).parent
# Rules are not tried where nothing calls for them: this calls for all.
EVERY_CUE = (
    " 1 @ : / . dot (at :// .com/ mrn record member account licence device vehicle ssn plate tel zip live box , "
    "straße street rue y age is turned man mr 's ninety name patient my wife bed "
    "nhc dni póliza cuenta serie matr tel calle vive postal fecha ingresó el años llama paciente: mi su señor cama"
)
_LABEL = re.compile(r"\{\{(\w+)\|([^{}]+)\}\}")


@dataclass(frozen=True)
class Label:
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    text: str
    labels: tuple[Label, ...]
    own_words: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    hits: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.wrong) if self.hits + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.hits + other.hits, self.wrong + other.wrong, self.missed + other.missed)


def read(file: Path) -> list[Line]:
    return [parsed(line) for line in file.read_text(encoding="utf-8").split("\n") if line and not line.startswith("#")]


def parsed(marked: str) -> Line:
    marked, _, own = marked.partition(" || ")
    text, labels, last = "", [], 0
    for found in _LABEL.finditer(marked):
        text += marked[last : found.start()]
        labels.append(Label(Kind(found[1]), len(text), len(text) + len(found[2])))
        text += found[2]
        last = found.end()
    return Line(text + marked[last:], tuple(labels), tuple(filter(None, own.split(", "))))


def measure(lines: Iterable[Line]) -> tuple[Mapping[Kind, Score], Score]:
    """Returns the scores of finds by kind, and of sentences: one is a hit when it rightly has at least one find."""
    by_kind: dict[Kind, Score] = defaultdict(Score)
    sentences = Score()
    for line in lines:
        open_labels = list(line.labels)
        finds = find(line.text, line.own_words)
        for one in finds:
            label = next(
                (at for at in open_labels if at.kind == one.kind and at.start < one.end and one.start < at.end), None
            )
            if label:
                open_labels.remove(label)
            by_kind[one.kind] += Score(hits=1) if label else Score(wrong=1)
        for label in open_labels:
            by_kind[label.kind] += Score(missed=1)
        if finds or line.labels:
            sentences += Score(int(bool(finds and line.labels)), int(not line.labels), int(not finds))
    return by_kind, sentences
