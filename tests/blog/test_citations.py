"""How a post is cited: in words, as BibTeX and as RIS, each read back by a program of somebody else's."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from hcpov.blog.machines import citations
from hcpov.blog.machines.citations import Cited
from hcpov.blog.models import State
from hcpov.text.plain import one_line
from tests.house.markup import problems_of
from tests.make import Make

ADDRESS = "https://pov.example.org/boardroom-buzz/2013/01/a-text/"
CITED = Cited(
    "Jonathan Quill",
    "What a clinic learns",
    "Boardroom Buzz",
    "Health Care POV",
    ADDRESS,
    date(2013, 1, 28),
    ("Hand-off", "R&D"),
)
LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(one_line)


def in_bibtex(cited: Cited) -> dict[str, str]:
    """Returns the fields of a citation as a reader of BibTeX finds them."""
    read = parse_string(citations.bibtex(cited))
    assert not read.failed_blocks
    [entry] = read.entries
    assert entry.entry_type == "misc"
    return {field.key: field.value for field in entry.fields} | {"key": entry.key}


def test_in_words_as_citing_medicine_has_it() -> None:
    assert citations.plain(CITED, date(2026, 11, 28)) == (
        "Quill J. What a clinic learns. 2013 Jan 28 [cited 2026 Nov 28]. In: Boardroom Buzz [Internet]. "
        f"Health Care POV. Available from: {ADDRESS}"
    )


@pytest.mark.parametrize(
    ("name", "short", "parted"),
    [
        ("Inés Calder", "Calder I", "Calder, Inés"),
        ("María José García", "García MJ", "García, María José"),
        ("Jan van der Berg", "van der Berg J", "van der Berg, Jan"),
        ("Jane Poe, RN", "Poe J", "Poe, Jane"),
        ("J.-P. O'Neil", "O'Neil JP", "O'Neil, J.-P."),
        ("Night Shift Team", "Night Shift Team", "{Night Shift Team}"),
        ("The Editors", "The Editors", "{The Editors}"),
        ("St. Mary's Hospital", "St. Mary's Hospital", "{St. Mary's Hospital}"),
        ("Plato", "Plato", "{Plato}"),
        ("李 明", "李 明", "{李 明}"),
        ("anonymous nurse", "anonymous nurse", "{anonymous nurse}"),
    ],
)
def test_people_have_family_names_and_bodies_have_none(name: str, short: str, parted: str) -> None:
    cited = replace(CITED, author=name)
    assert citations.plain(cited, CITED.on).startswith(f"{short}. What")
    assert in_bibtex(cited)["author"] == parted
    [entry] = rispy.loads(citations.ris(cited))
    assert entry["authors"] == [parted.strip("{}")]


def test_nobody_is_left_out() -> None:
    cited = replace(CITED, author="")
    assert citations.plain(cited, CITED.on).startswith("What a clinic learns. 2013")
    assert "author" not in in_bibtex(cited) and "authors" not in rispy.loads(citations.ris(cited))[0]


@pytest.mark.parametrize("title", ["Why?", "Now!", "It ends."])
def test_a_title_ends_once(title: str) -> None:
    assert f" {title} 2013" in citations.plain(replace(CITED, title=title), CITED.on)


def test_bibtex_has_what_styles_ask_for() -> None:
    found = in_bibtex(CITED)
    assert found == {
        "key": "quill2013what",
        "author": "Quill, Jonathan",
        "title": "{What a clinic learns}",
        "howpublished": "Boardroom Buzz, Health Care POV",
        "year": "2013",
        "month": "jan",
        "day": "28",
        "url": ADDRESS,
        "keywords": r"Hand-off, R\&D",
    }


def test_what_bibtex_takes_for_its_own_is_written_out() -> None:
    found = in_bibtex(replace(CITED, title="100% of {braces} & $5_a ~ ^ \\ # @"))["title"]
    assert found == (
        r"{100\% of \textbraceleft{}braces\textbraceright{} \& \$5\_a \textasciitilde{} \textasciicircum{} "
        r"\textbackslash{} \# @}"
    )


def test_ris_has_what_programs_ask_for() -> None:
    text = citations.ris(CITED)
    assert text.startswith("TY  - BLOG\r\n") and text.endswith("ER  - \r\n")
    assert rispy.loads(text) == [
        {
            "type_of_reference": "BLOG",
            "authors": ["Quill, Jonathan"],
            "title": "What a clinic learns",
            "secondary_title": "Boardroom Buzz",
            "publisher": "Health Care POV",
            "year": "2013",
            "date": "2013/01/28/",
            "keywords": ["Hand-off", "R&D"],
            "urls": [ADDRESS],
        }
    ]


@given(author=LINES, title=LINES, blog=LINES)
def test_hostile_words_stay_in_their_field(author: str, title: str, blog: str) -> None:
    cited = replace(CITED, author=author, title=title, blog=blog)
    found = in_bibtex(cited)
    assert found["url"] == ADDRESS and found["year"] == "2013"
    assert found["title"].count("{") == found["title"].count("}")
    lines = citations.ris(cited).split("\r\n")
    assert [line for line in lines if line[:6] in {"TY  - ", "ER  - ", "UR  - "}] == [
        *("TY  - BLOG", f"UR  - {ADDRESS}", "ER  - ")
    ]
    assert all(line[2:6] == "  - " for line in lines[:-1])


def test_a_post_leads_to_its_citation(client: FlaskClient, make: Make) -> None:
    post = make.post("What & how", byline_name="Jonathan Quill", author_id=make.account().id)
    assert '<a href="cite">Cite this</a>' in client.get(post.path).text
    page = client.get(f"{post.path}cite").text
    assert problems_of(page) == []
    assert "Quill J. What &amp; how. 2013 Jan 28 [cited " in page
    assert '<meta name="robots" content="noindex">' in page
    assert f'href="{post.path}cite.bib"' in page and f'href="{post.path}cite.ris"' in page


@pytest.mark.parametrize(
    ("style", "kind"), [("bib", "application/x-bibtex"), ("ris", "application/x-research-info-systems")]
)
def test_a_citation_is_a_file(client: FlaskClient, make: Make, style: str, kind: str) -> None:
    post = make.post("What a clinic learns", slug="what-a-clinic-learns", author_id=make.account("Ada Poe").id)
    answer = client.get(f"{post.path}cite.{style}")
    assert answer.mimetype == kind and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="what-a-clinic-learns.{style}"'
    assert "Poe, Ada" in answer.text


def test_what_is_not_public_is_not_cited(client: FlaskClient, make: Make) -> None:
    gone, draft = make.post("Gone", state=State.WITHDRAWN), make.post("Draft", state=State.DRAFT)
    for name in ("cite", "cite.bib", "cite.ris"):
        assert client.get(f"{gone.path}{name}").status_code == 410
        assert client.get(f"{draft.path}{name}").status_code == 404
    assert client.get(f"{make.post().path}cite.doc").status_code == 404


def test_the_day_it_was_read_is_today_also_on_a_kept_page(
    client: FlaskClient, make: Make, time_machine: TimeMachineFixture
) -> None:
    post = make.post()
    time_machine.move_to(datetime(2026, 11, 28, 23, 30, tzinfo=UTC))
    assert "[cited 2026 Nov 28]" in client.get(f"{post.path}cite").text
    time_machine.move_to(datetime(2026, 11, 29, 5, 1, tzinfo=UTC))  # midnight in New York is at five
    assert "[cited 2026 Nov 29]" in client.get(f"{post.path}cite").text
