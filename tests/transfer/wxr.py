"""Small WordPress exports, made of what a test says and nothing else."""

from pathlib import Path
from xml.sax.saxutils import escape

SITE = "https://old.example.org"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
"""


def author(login: str = "ada", email: str = "ada@example.org", name: str = "Ada Reader", number: int = 7) -> str:
    """Returns a writer."""
    parts = {"author_id": number, "author_login": login, "author_email": email, "author_display_name": name}
    return f"<wp:author>{_fields(parts)}</wp:author>"


def said(number: int, text: str = "I agree.", **fields: object) -> str:
    """Returns a comment."""
    parts = {
        "comment_id": number,
        "comment_author": "Rita Guest",
        "comment_author_email": "rita@example.org",
        "comment_author_IP": "192.0.2.77",
        "comment_date_gmt": f"2013-02-01 10:{number % 60:02}:00",
        "comment_content": text,
        "comment_approved": 1,
        "comment_type": "",
        "comment_parent": 0,
        "comment_user_id": 0,
    }
    return f"<wp:comment>{_fields(parts | fields)}</wp:comment>"


def item(number: int, content: str = "A text.", *inside: str, **fields: object) -> str:
    """Returns a post; fields are named without `wp:`, and `title`, `link`, `creator`, `excerpt` as they are."""
    plain = {"title": f"Post {number}", "link": f"{SITE}/2013/01/28/post-{number}/", "pubDate": "", "creator": "ada"}
    plain = {name: str(fields.pop(name, given)) for name, given in plain.items()}
    parts = {
        "post_id": number,
        "post_name": f"post-{number}",
        "post_type": "post",
        "status": "publish",
        "post_date": "2013-01-28 11:13:00",
        "post_date_gmt": "2013-01-28 16:13:00",
        "comment_status": "open",
        "post_parent": 0,
        "post_password": "",
    }
    excerpt = fields.pop("excerpt", "")
    return (
        f"<item><title>{escape(plain['title'])}</title><link>{escape(plain['link'])}</link>"
        f"<pubDate>{plain['pubDate']}</pubDate><dc:creator>{escape(plain['creator'])}</dc:creator>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[{excerpt}]]></excerpt:encoded>{_fields(parts | fields)}{''.join(inside)}</item>"
    )


def export(*inside: str, version: str = "1.2", title: str = "The Old Ward", language: str = "") -> str:
    """Returns an export with these items and writers in it."""
    told = f"<title>{title}</title><link>{SITE}</link><description>Notes from the ward</description>"
    told += f"<language>{language}</language>" if language else ""
    number = f"<wp:wxr_version>{version}</wp:wxr_version>" if version else ""
    site = f"<wp:base_blog_url>{SITE}</wp:base_blog_url>"
    return f"{HEAD}<channel>{told}{number}{site}{''.join(inside)}</channel></rss>\n"


def term(name: str, domain: str = "post_tag") -> str:
    """Returns a tag or category of a post."""
    return f'<category domain="{domain}" nicename="x"><![CDATA[{name}]]></category>'


def meta(name: str, value: str) -> str:
    """Returns what WordPress keeps beside a post."""
    return f"<wp:postmeta>{_fields({'meta_key': name, 'meta_value': value})}</wp:postmeta>"


def saved(folder: Path, text: str | bytes) -> Path:
    """Writes an export into a folder."""
    path = folder / "export.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def _fields(parts: dict[str, object]) -> str:
    return "".join(f"<wp:{name}>{escape(str(value))}</wp:{name}>" for name, value in parts.items())
