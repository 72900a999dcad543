"""What machines are told of a post in schema.org's words: one block of JSON-LD inside its page."""

import json
from typing import Any

from markupsafe import Markup

from hcpov import config
from hcpov.blog.models import Change, Kind
from hcpov.blog.notices import NoticeRow
from hcpov.blog.rows import ArticleRow, Byline, written_by
from hcpov.comments.threads import CommentRow, Thread
from hcpov.text.excerpts import text_of

COMMENTS = 1  # of a page of the thread; each costs a reader some forty bytes, and the feed of comments has them all
# What would end the script element, or begin a comment in it, however it is written.
_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}

Facts = dict[str, Any]


def block(facts: Facts) -> Markup:
    """Returns facts as they stand inside a script element, which nothing in them can end.

    Letters stay as they are: written as in the text beside it, a word costs a compressed page almost nothing.
    """
    words = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return Markup(words.translate(_ESCAPED))  # noqa: S704  # no character of markup is left


def of_article(article: ArticleRow, thread: Thread) -> Facts:
    """Returns a post with its place on the site, its corrections and the first comments of a page of its thread."""
    site = config.current().site_url
    return {
        "@context": "https://schema.org",
        "@graph": [_posting(article, thread, site), _crumbs(article, site), *_reviewed(article, site)],
    }


def _posting(article: ArticleRow, thread: Thread, site: str) -> Facts:
    address = f"{site}{article.path}"
    is_post = article.kind == Kind.POST
    author = written_by(article)
    facts = {
        "@type": "BlogPosting" if is_post else "WebPage",
        "@id": address,
        "url": address,
        "headline": article.title,
        "description": article.description,
        "image": f"{address}card.png" if is_post else "",
        "datePublished": article.published_machine,
        "dateModified": article.updated_machine,
        "inLanguage": article.lang or config.current().language,
        "author": _person(author, "" if article.byline else article.author_page, site) if author else None,
        "publisher": {"@type": "Organization", "name": config.current().site_name, "url": f"{site}/"},
        "isPartOf": {"@type": "Blog", "name": article.blog.name, "url": site + article.blog.path} if is_post else None,
        "keywords": [tag.name for tag in article.tags],
        "correction": [_correction(each, address) for each in article.notices],
        "creativeWorkStatus": "Retracted" if any(n.kind == Change.RETRACTION for n in article.notices) else "",
        "commentCount": article.comment_count,
        "comment": [_comment(each, site) for each in _first(thread)],
    }
    return _said(facts)


def _person(byline: Byline, page: str, site: str) -> Facts:
    address = f"{site}{page}" if page else ""
    return _said({"@type": "Person", "name": byline.name, "jobTitle": byline.title, "url": address})


def _correction(notice: NoticeRow, address: str) -> Facts:
    return {
        "@type": "CorrectionComment",
        "name": notice.words,
        "text": notice.reason,
        "datePublished": notice.at_machine,
        "url": f"{address}history#revision-{notice.number}",
    }


def _first(thread: Thread) -> list[CommentRow]:
    """Returns the first published comments of a page, each answer behind what it answers."""
    both = (each for root in thread.comments for each in (root, *root.replies))
    return [each for each in both if not each.stub][:COMMENTS]


def _comment(comment: CommentRow, site: str) -> Facts:
    return {
        "@type": "Comment",
        "url": f"{site}/comments/{comment.id}/",
        "author": {"@type": "Person", "name": comment.name},
        "datePublished": comment.said_machine,
        "text": text_of(comment.html),
    }


def _reviewed(article: ArticleRow, site: str) -> list[Facts]:
    """Returns the page as one that somebody reviewed, where an editor says so."""
    if article.review is None:
        return []
    by = article.review.by
    reviewer = _said({"@type": "Person", "name": by.name, "jobTitle": by.title, "workLocation": by.place})
    address = f"{site}{article.path}"
    page = {"@type": "MedicalWebPage", "url": address, "mainEntity": {"@id": address}}
    return [page | {"lastReviewed": article.review.on_machine, "reviewedBy": reviewer}]


def _crumbs(article: ArticleRow, site: str) -> Facts:
    ways = [(config.current().site_name, f"{site}/")]
    ways += [(article.blog.name, site + article.blog.path)] if article.kind == Kind.POST else []
    ways.append((article.title, f"{site}{article.path}"))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(ways, 1)
        ],
    }


def _said(facts: Facts) -> Facts:
    """Leaves out what is empty. A number of comments is said also when it is nought."""
    return {name: fact for name, fact in facts.items() if fact not in ("", None, [])}
