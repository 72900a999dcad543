"""How fast a signed-in reader gets a post with fifty comments, and with how many queries.

`.venv/bin/python -m bench.members [ROUNDS SECONDS]`, 5 and 3 by default, counts the queries, then asks by turns for the
page from `hcpov serve`, and from granian under the same settings for two bare Flask views (bench/bare.py): one renders
the same template from memory, one returns constant bytes. Prints medians, ratios and a JSON line; ends with 1 when
there are more queries, or the ratio to the bare template is lower, than the budget has it.
"""

import sys

from sqlalchemy import event

from bench import bare, load, processes, report, server, site
from bench.load import Target
from bench.report import Budget
from bench.site import Site
from hcpov.extensions import db
from tests.live import serving, signed_in

QUERIES, RENDERED, CONSTANT = 3, 0.5, 0.4


def main(rounds: int = 5, seconds: float = 3) -> int:
    """Measures, prints, and returns the exit code."""
    with site.made() as made, serving(made.settings) as address:
        cookie = signed_in(address, {"email": made.member.email, "password": made.member.password})
        asked = _queries(made, cookie)
        environment = {
            "HCPOV_INSTANCE": str(made.settings.instance),
            "HCPOV_SECRET_KEY": made.settings.secret_key,
            bare.POST: made.post,
            bare.COOKIE: cookie,
            "HCPOV_PAGES_MB": "0",  # the template gets what a page made for them alone gets
        }
        with server.granian("bench.bare:made", made.folder, **environment) as (beside, pid):
            cookies = {"Cookie": cookie}
            targets = [
                Target("signed-in reader", address + made.post, cookies, processes.below("hcpov.cli serve")),
                Target("bare view, same template", f"{beside}/rendered", cookies, processes.tree(pid)),
                Target("bare view, constant bytes", f"{beside}/constant", cookies, processes.tree(pid)),
            ]
            sizes = [len(load.once(target.url, cookies)[2]) for target in targets]
            # The real page's token and form key are new each time, and the key's length may differ by some bytes.
            assert max(sizes) - min(sizes) < 200, sizes
            assert made.member.name in load.once(targets[0].url, cookies)[2].decode()
            load.in_turns(targets, rounds, seconds)
    print(f"{len(asked)} queries, {sizes[0]:,} bytes. {report.SHARED}\n")
    report.table(load.HEADS, [target.row for target in targets])
    page, rendered, constant = (target.rate for target in targets)
    budgets = [
        Budget("queries", len(asked), QUERIES, at_most=True),
        Budget("beside the same template", page / rendered, RENDERED, " x bare"),
        Budget("beside constant bytes", page / constant, CONSTANT, " x bare", aim=True),
    ]
    rows = {target.name: [round(float(str(cell)), 3) for cell in target.row[1:]] for target in targets}
    return report.close("members", budgets, columns=load.HEADS[1:], rows=rows, queries=asked)


def _queries(made: Site, cookie: str) -> list[str]:
    """Returns the tables that each query of a signed-in reader's page begins with; the page is asked for twice."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(" ".join(statement.partition("FROM")[2].split()[:1]) or statement.split()[0])

    browser = made.app.test_client(use_cookies=False)
    for _ in range(2):
        seen.clear()
        with made.app.app_context():
            event.listen(db.engine, "before_cursor_execute", note)
        answer = browser.get(made.post, headers={"Cookie": cookie})
        with made.app.app_context():
            event.remove(db.engine, "before_cursor_execute", note)
        assert answer.status_code == 200
    return seen


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
