"""The application's Python keeps the house's rules, and each rule can tell."""

import pytest

from tests.house import python_rules as rules
from tests.house.python_rules import RULES, Rule
from tests.house.tree import Source, python_sources

GOOD = '"""What it is."""\n\n\ndef name(of: str) -> str:\n    """Returns the name."""\n    return of\n'

BAD: list[tuple[Rule, str, str]] = [
    (rules.says_what_it_is, "hcpov/blog/utils.py", GOOD),
    (rules.says_what_it_is, "hcpov/core/actions.py", GOOD),
    (rules.is_short, "hcpov/blog/queries.py", "x = 1\n" * 301),
    (rules.commits_in_actions, "hcpov/blog/views.py", "db.session.commit()\n"),
    (rules.commits_in_actions, "hcpov/blog/queries.py", "def read(session):\n    session.commit()\n"),
    (rules.imports_at_the_top, "hcpov/blog/views.py", "def page():\n    import os\n"),
    (rules.imports_at_the_top, "hcpov/blog/views.py", "class A:\n    def page(self):\n        from os import path\n"),
    (rules.asks_the_clock, "hcpov/blog/actions.py", "now = datetime.now(UTC)\n"),
    (rules.asks_the_clock, "hcpov/blog/actions.py", "now = datetime.datetime.utcnow()\n"),
    (rules.asks_the_clock, "hcpov/blog/actions.py", "stamp = time.time()\n"),
    (rules.asks_the_clock, "hcpov/blog/actions.py", "from time import time\n"),
    (rules.writes_nothing_inline, "hcpov/web/errors.py", "x = '<p style=\"color: red\">'\n"),
    (rules.writes_nothing_inline, "hcpov/web/errors.py", "x = '<script>go()</script>'\n"),
    (rules.writes_nothing_inline, "hcpov/web/errors.py", "x = '<a onclick=\"go()\">'\n"),
    (rules.writes_nothing_inline, "hcpov/web/errors.py", "x = f'<a hx-on:click={y}>'\n"),
    (rules.writes_nothing_inline, "hcpov/web/errors.py", "x = 'js:go()'\n"),
    (rules.explains_itself, "hcpov/clock.py", GOOD.replace('"""What it is."""', "")),
    (rules.explains_itself, "hcpov/clock.py", GOOD.replace('"""Returns the name."""', "")),
    (rules.explains_itself, "hcpov/clock.py", '"""A room."""\n\nclass Row:\n    pass\n'),
    (
        rules.explains_itself,
        "hcpov/clock.py",
        '"""A room."""\n\nclass Row:\n    """A row."""\n    def is_new(self): ...\n',
    ),
    (rules.is_typed, "hcpov/clock.py", GOOD.replace(": str", "")),
    (rules.is_typed, "hcpov/clock.py", GOOD.replace(" -> str", "")),
    (rules.is_typed, "hcpov/clock.py", "def all_of(*names) -> None: ...\n"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_application_keeps_the_rule(rule: Rule) -> None:
    problems = [problem for source in python_sources() for problem in rule(source)]
    assert not problems, "\n".join([str(rule.__doc__), *problems])


@pytest.mark.parametrize(("rule", "path", "text"), BAD, ids=[rule.__name__ for rule, _, _ in BAD])
def test_the_rule_refuses_what_breaks_it(rule: Rule, path: str, text: str) -> None:
    assert rule(Source(path, text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_lets_good_files_be(rule: Rule) -> None:
    assert rule(Source("hcpov/blog/names.py", GOOD)) == []


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert {rule.__name__ for rule, _, _ in BAD} == {rule.__name__ for rule in RULES}
