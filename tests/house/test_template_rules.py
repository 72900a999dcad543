"""The templates keep the house's rules, and each rule can tell."""

import pytest

from tests.house import template_rules as rules
from tests.house.template_rules import RULES, Rule
from tests.house.tree import Source, templates

PAGE = '{# A page. Inputs: post. #}\n{% extends "base.html" %}\n{% block title %}A page{% endblock %}\n'
FRAGMENT = '{# A fragment. Inputs: post. #}\n<p><a href="/">{{ post.title }}</a></p>\n'

BAD: list[tuple[Rule, str, str]] = [
    (rules.is_short, "templates/blog/post.html", PAGE + "<p>\n" * 130),
    (rules.names_its_inputs, "templates/blog/post.html", '{% extends "base.html" %}\n{# Inputs: post. #}\n'),
    (rules.names_its_inputs, "templates/blog/_post.html", "{# A post. #}\n<p></p>\n"),
    (rules.needs_nothing_inline, "templates/blog/_post.html", FRAGMENT + '<p style="color: red">'),
    (rules.needs_nothing_inline, "templates/blog/_post.html", FRAGMENT + "<script>go()</script>"),
    (rules.needs_nothing_inline, "templates/blog/_post.html", FRAGMENT + "<script defer>go()</script>"),
    (rules.needs_nothing_inline, "templates/blog/_post.html", FRAGMENT + '<script type="module">go()</script>'),
    (rules.needs_nothing_inline, "templates/blog/_post.html", FRAGMENT + '<a onclick="go()">'),
    (rules.needs_nothing_inline, "templates/blog/_post.html", FRAGMENT + '<a hx-on:click="go()">'),
    (rules.needs_nothing_inline, "templates/blog/_post.html", FRAGMENT + "<a hx-vals='js:{now: now()}'>"),
    (rules.needs_nothing_inline, "templates/blog/_post.html", FRAGMENT + '<a href="javascript:go()">'),
    (rules.holds_no_style_sheet, "templates/blog/post.html", PAGE + "<style>p { color: red }</style>"),
    (rules.holds_no_style_sheet, "templates/blog/post.html", PAGE + "<style>{{ readers_styles() }} p { }</style>"),
    (rules.pages_have_titles, "templates/blog/post.html", '{# A page. Inputs: none. #}\n{% extends "base.html" %}\n'),
    (rules.pages_have_titles, "templates/blog/post.html", PAGE.replace("A page{% endblock", "{% endblock")),
    (rules.fragments_are_marked, "templates/blog/post.html", FRAGMENT),
    (rules.fragments_are_marked, "templates/blog/_post.html", PAGE),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_templates_keep_the_rule(rule: Rule) -> None:
    problems = [problem for source in templates() for problem in rule(source)]
    assert not problems, "\n".join([str(rule.__doc__), *problems])


@pytest.mark.parametrize(("rule", "path", "text"), BAD, ids=[rule.__name__ for rule, _, _ in BAD])
def test_the_rule_refuses_what_breaks_it(rule: Rule, path: str, text: str) -> None:
    assert rule(Source(path, text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(("path", "text"), [("templates/a/post.html", PAGE), ("templates/a/_post.html", FRAGMENT)])
def test_the_rule_lets_good_templates_be(rule: Rule, path: str, text: str) -> None:
    assert rule(Source(path, text)) == []


def test_every_rule_has_a_template_that_breaks_it() -> None:
    assert {rule.__name__ for rule, _, _ in BAD} == {rule.__name__ for rule in RULES}
