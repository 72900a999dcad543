"""Whatever somebody wrote is read again to the letter."""

from hypothesis import example, given
from hypothesis import strategies as st

from hcpov.text.plain import storable
from hcpov.transfer.site import front

TEXTS = st.text("ab -:#\n\r\t\"'|>&*!%@`{}[],?\\.é😀\u0085\u00a0\u2028\u2029\ufeff", max_size=20) | st.text().map(
    storable
)


@given(TEXTS, TEXTS)
@example("---\n", "\n---\n\n")
@example("2013-01-28T16:13:00+00:00", "---\nid: 1\n---\n")
@example("yes\n  no\n", "\ufeff")
@example("\n[`\u2028", "")
def test_any_text(fact: str, body: str) -> None:
    facts = {"title": fact, "revisions": [{"number": 1, "body": fact}]}
    assert front.read(front.written(facts, body), "a.md") == (facts, body)
