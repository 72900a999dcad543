"""A post as others cite it: in words as health sciences do, as BibTeX, as RIS.

In words it follows Citing Medicine, the style of the National Library of Medicine of the United States, chapter 26 C,
Blogs: https://www.ncbi.nlm.nih.gov/books/NBK7266/.
"""

import re
from dataclasses import dataclass
from datetime import date

from hcpov.blog.rows import ArticleRow, written_by
from hcpov.text.dates import MONTHS
from hcpov.text.plain import one_line
from hcpov.text.slugs import slug_for

BIBTEX, RIS = "application/x-bibtex", "application/x-research-info-systems"
KINDS = {"bib": BIBTEX, "ris": RIS}

# A name with one of these words is that of a body, which has no family name to stand first.
_BODIES = frozenset(
    """alliance and association board center centre clinic coalition college committee community council department
    desk editorial editors faculty foundation group hospital institute league network of office organisation
    organization panel project school society staff task team the trust unit university ward""".split()
)
_PARTICLES = frozenset("al bin da de del della den der di dos du el ibn la le ten ter van von".split())
_WORDS = 2, 5  # a name of fewer or more is left as it is
# A brace counts for BibTeX also behind a backslash, so none is left; what is not named here stands for itself.
_BIBTEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {each: f"\\{each}" for each in "%&$#_"}


@dataclass(frozen=True)
class Cited:
    """What a citation needs. `author` is empty when nobody is named."""

    author: str
    title: str
    blog: str
    site: str
    address: str
    on: date
    tags: tuple[str, ...] = ()


def of_article(article: ArticleRow, site: str, url: str) -> Cited:
    """Returns what is cited of a post; `site` is the site's name, `url` its address."""
    author, address = written_by(article), f"{url}{article.path}"
    return Cited(
        author=one_line(author.name) if author else "",
        title=one_line(article.title),
        blog=one_line(article.blog.name),
        site=one_line(site),
        address=address,
        on=article.published_on,
        tags=tuple(one_line(tag.name) for tag in article.tags),
    )


def plain(cited: Cited, today: date) -> str:
    """Returns the citation in words; `today` is the day on which it was read, as the address may say other words later.

    The place of publication is left out: a site has none.
    """
    author = f"{_short(cited.author)}. " if cited.author else ""
    title = cited.title if cited.title[-1:] in {".", "?", "!"} else f"{cited.title}."
    source = f"In: {cited.blog} [Internet]. {cited.site}"
    return f"{author}{title} {_day(cited.on)} [cited {_day(today)}]. {source}. Available from: {cited.address}"


def bibtex(cited: Cited) -> str:
    """Returns the citation as BibTeX, of a type that all styles know."""
    family, given = _parted(cited.author)
    author = f"{_escaped(family)}, {_escaped(given)}" if given else f"{{{_escaped(family)}}}"
    facts = {
        "author": author if cited.author else "",
        "title": f"{{{_escaped(cited.title)}}}",
        "howpublished": f"{_escaped(cited.blog)}, {_escaped(cited.site)}",
        "year": str(cited.on.year),
        "month": MONTHS[cited.on.month - 1][:3].lower(),
        "day": str(cited.on.day),
        "url": cited.address,
        "keywords": _escaped(", ".join(cited.tags)),
    }
    # A month is a word that styles put into their own language, so it stands without braces.
    lines = [f"  {key} = {text if key == 'month' else f'{{{text}}}'}," for key, text in facts.items() if text]
    return "\n".join([f"@misc{{{_key(cited)},", *lines, "}", ""])


def ris(cited: Cited) -> str:
    """Returns the citation as RIS; its lines end as the format has it."""
    family, given = _parted(cited.author)
    facts = [
        ("TY", "BLOG"),
        ("AU", ", ".join(each for each in (family, given) if each)),
        ("TI", cited.title),
        ("T2", cited.blog),
        ("PB", cited.site),
        ("PY", str(cited.on.year)),
        ("DA", f"{cited.on:%Y/%m/%d}/"),
        *(("KW", tag) for tag in cited.tags),
        ("UR", cited.address),
    ]
    return "".join(f"{tag}  - {text}\r\n" for tag, text in [*((t, x) for t, x in facts if x), ("ER", "")])


def _parted(name: str) -> tuple[str, str]:
    """Returns family and given names; all of it as the family's for a body, and for what cannot be told."""
    name = name.partition(",")[0].strip()  # “Jane Poe, RN”: credentials are no part of a name
    words = name.split()
    if not _WORDS[0] <= len(words) <= _WORDS[1] or _BODIES & {word.lower() for word in words}:
        return name, ""
    if not all(word[0].isupper() or word.lower() in _PARTICLES for word in words):
        return name, ""
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return " ".join(words[start:]), " ".join(words[:start])


def _short(name: str) -> str:
    """Returns a name as the style has it: `Quill J`, at most two letters for the given names."""
    family, given = _parted(name)
    letters = "".join(part[0] for word in given.split() for part in re.split(r"[-.]", word) if part)
    return f"{family} {letters[:2].upper()}" if given else family


def _day(day: date) -> str:
    return f"{day.year} {MONTHS[day.month - 1][:3]} {day.day}"


def _escaped(text: str) -> str:
    return "".join(_BIBTEX.get(each, each) for each in text)


def _key(cited: Cited) -> str:
    family = slug_for(_parted(cited.author)[0], "anonymous").replace("-", "")
    return f"{family}{cited.on.year}{slug_for(cited.title, 'post').partition('-')[0]}"
