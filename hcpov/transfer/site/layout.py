"""Where things lie in an export, and what its format is called."""

import re
from pathlib import PurePosixPath
from typing import Any, Final

FORMAT: Final = "hcpov site"
VERSION = 1

MANIFEST = "manifest.json"
README = "README.txt"
SITE = "site.json"
BLOGS = "blogs.json"
PEOPLE = "people.json"
TAGS = "tags.json"
PICTURES = "pictures.json"
MODERATION = "moderation.json"
HELD_WORDS = "held-words.json"
TOMBSTONES = "tombstones.json"
SUBSCRIPTIONS = "private/subscriptions.json"
AUDIT = "private/audit.json"
TEXTS = ("posts/", "pages/")
THREADS = "comments/"
MEDIA = "media/"

# What every export has; an import asks for them before anything is read.
NEEDED = (SITE, BLOGS, PEOPLE, TAGS, PICTURES, MODERATION, HELD_WORDS, TOMBSTONES)

_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

TOLD = """\
This is all that a site of Health Care POV holds, as files that need no program of ours to be read.

posts/        posts as Markdown, each with its facts in front as YAML: blog/year/month/address.md; drafts by number.
              A revision names what is other than in the post; what it does not name is as in the post.
pages/        pages of the site, in the same form.
comments/     the comments of a post, as JSON under the post's name; answers stand inside what they answer.
media/        pictures, under the names that posts call them by.
feeds/        the site and each blog as Atom, whole.
wordpress/    each blog as WordPress's importer reads it, in parts of some twenty megabytes: import them in order.
*.json        blogs, people, tags, pictures, what moderators decided, the words that hold a comment, and the numbers
              of what was erased for good.
private/      only with --with-private: who subscribes, and the audit log.
manifest.json the format's version, counts, and the SHA-256 of every file.

All moments are in UTC. `hcpov import site` takes it back into an empty site. Passwords, second factors, the numbers of
credentials, unsaved drafts and the senders' networks are in no export.
"""


def text_path(post: dict[str, Any]) -> str:
    """Returns where a post or page lies. What has no public address, or one that is no file's name, goes by number."""
    name = post["slug"] if _PLAIN.fullmatch(post["slug"]) else ""
    number = "-".join(part for part in (str(post["id"]), name) if part)
    public = post["state"] in {"published", "withdrawn"}
    if post["kind"] == "page":
        return f"pages/{name}.md" if public and name else f"pages/drafts/{number}.md"
    if public and name and post["year"] and post["month"]:
        return f"posts/{post['blog']}/{post['year']:04}/{post['month']:02}/{name}.md"
    return f"posts/{post['blog']}/drafts/{number}.md"


def thread_path(text: str) -> str:
    """Returns where the comments of the text at a path lie."""
    return THREADS + str(PurePosixPath(text).with_suffix(".json"))
