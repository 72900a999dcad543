"""Feeds as answers: in their format, the same bytes for everybody, and nothing when nothing is new."""

import json
from typing import Any

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hcpov import config
from hcpov.blog.feeds.rows import KINDS, Entry, Feed, Person
from hcpov.text.plain import storable
from hcpov.web.assets import asset

VERSION = "https://jsonfeed.org/version/1.1"
TEMPLATES = {"atom": "web/feeds/atom.xml", "rss": "web/feeds/rss.xml"}


def answer(feed: Feed, kind: str) -> AnyResponse:
    """Answers with a feed in one of the KINDS, or with 304 for whoever has it.

    Any cache may keep it and asks again each time: what was withdrawn or erased is gone with the next look.
    """
    icon = f"{feed.site}{asset('img/icon.svg')}"
    if kind in TEMPLATES:
        # Controls, which XML refuses, stand only in people's words: none is left in the whole.
        text = storable(render_template(TEMPLATES[kind], feed=feed, icon=icon))
    else:
        text = json.dumps(_json(feed, icon), ensure_ascii=False, indent=1)
    answer = Response(text, content_type=f"{KINDS[kind]}; charset=utf-8")
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.add_etag()
    if feed.exact:
        answer.last_modified = feed.updated_at
    return answer.make_conditional(request)


def _json(feed: Feed, icon: str) -> dict[str, Any]:
    return _said(
        version=VERSION,
        title=feed.title,
        description=feed.subtitle,
        home_page_url=feed.home,
        feed_url=feed.address("json", feed.before),
        next_url=feed.address("json", feed.older) if feed.older is not None else None,
        icon=icon,
        favicon=icon,
        authors=[_person(feed.author)],
        language=config.current().language,
    ) | {"items": [_item(entry) for entry in feed.entries]}


def _item(entry: Entry) -> dict[str, Any]:
    return _said(
        id=entry.id,
        url=entry.address,
        title=entry.title,
        content_html=entry.html or " ",
        summary=entry.summary,
        date_published=entry.published,
        date_modified=entry.updated,
        authors=[_person(each) for each in entry.authors],
        tags=[storable(tag.name) for tag in entry.tags],
        language=entry.lang,
    )


def _person(person: Person) -> dict[str, Any]:
    return _said(name=person.name, url=person.page)


def _said(**facts: Any) -> dict[str, Any]:
    """Returns what there is to say: nothing that is empty, no character that the other formats cannot hold."""
    plain = {name: storable(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    return {name: fact for name, fact in plain.items() if fact}
