"""What the fields of a person's data are called where people read them, and what is chosen in them from a list."""

from typing import Any

from hcpov.audit import words
from hcpov.comments import grounds
from hcpov.languages import gettext, lazy
from hcpov.text.messages import mark

LABELS = {
    "about": lazy("About"),
    "address_confirmed_at": lazy("Address confirmed at"),
    "alt": lazy("What it shows"),
    "announce": lazy("Subscribers"),
    "answers_to": lazy("Answers to"),
    "asked_at": lazy("Asked at"),
    "at": lazy("At"),
    "author": lazy("Account"),
    "began_at": lazy("Began at"),
    "blog": lazy("Blog"),
    "body": lazy("Text"),
    "byline_name": lazy("Guest's name"),
    "byline_place": lazy("Guest's place"),
    "byline_title": lazy("Guest's title"),
    "cadence": lazy("How often"),
    "code": lazy("Code"),
    "comment": lazy("Comment"),
    "confirmed_at": lazy("Confirmed at"),
    "created_at": lazy("Made at"),
    "decided_at": lazy("Decided at"),
    "details": lazy("Details"),
    "device": lazy("Device"),
    "digest": lazy("Mark of the file"),
    "disclosure": lazy("Disclosure"),
    "done_to": lazy("Done to"),
    "edited_at": lazy("Edited at"),
    "edited_by_editor": lazy("Edited by an editor"),
    "editors_note": lazy("Editor's note"),
    "email": lazy("E-mail"),
    "embargo": lazy("Embargo"),
    "expires_on": lazy("Good until"),
    "fields": lazy("Fields"),
    "gave_up_at": lazy("Given up at"),
    "handle": lazy("Handle"),
    "has_authenticator": lazy("Has an authenticator"),
    "has_password": lazy("Has a password"),
    "height": lazy("Height"),
    "is_active": lazy("Is active"),
    "issued_by": lazy("Issued by"),
    "joined_at": lazy("Joined at"),
    "kind": lazy("Kind"),
    "lang": lazy("Language"),
    "last_used_at": lazy("Last used at"),
    "left_at": lazy("Left at"),
    "link": lazy("Link"),
    "name": lazy("Name"),
    "network_mark_kept": lazy("A mark of the network is kept"),
    "new_email": lazy("New e-mail"),
    "number": lazy("Number"),
    "page": lazy("Page"),
    "place": lazy("Place"),
    "post": lazy("Post"),
    "post_number": lazy("Number of the post"),
    "profession": lazy("Profession"),
    "published_at": lazy("Published at"),
    "reason": lazy("Reason"),
    "reasons": lazy("Reasons"),
    "recovery_codes_left": lazy("Recovery codes left"),
    "refused_at": lazy("Refused at"),
    "region": lazy("Region"),
    "reviewed_on": lazy("Reviewed on"),
    "reviewer_name": lazy("Reviewer's name"),
    "reviewer_place": lazy("Reviewer's place"),
    "reviewer_title": lazy("Reviewer's title"),
    "role": lazy("Role"),
    "saved_at": lazy("Saved at"),
    "sent_at": lazy("Sent at"),
    "signed_in_at": lazy("Signed in at"),
    "slug": lazy("Address"),
    "state": lazy("State"),
    "stays_signed_in": lazy("Stays signed in"),
    "subject": lazy("Subject"),
    "summary": lazy("Summary"),
    "tags": lazy("Tags"),
    "title": lazy("Title"),
    "undone": lazy("Undone"),
    "updated_at": lazy("Changed at"),
    "version": lazy("Version"),
    "what": lazy("What"),
    "width": lazy("Width"),
    "written_at": lazy("Written at"),
}
# What stands in these fields is one of a few words of ours.
CHOSEN = {"announce", "cadence", "kind", "role", "state", "what"}
WORDS = (
    mark("admin"),
    mark("asked"),
    mark("at once"),
    mark("author"),
    mark("daily"),
    mark("concern"),
    mark("correction"),
    mark("draft"),
    mark("edited"),
    mark("editor"),
    mark("granted"),
    mark("held"),
    mark("kept"),
    mark("minor"),
    mark("moderator"),
    mark("no"),
    mark("page"),
    mark("post"),
    mark("publication"),
    mark("published"),
    mark("refused"),
    mark("removal"),
    mark("removed"),
    mark("retraction"),
    mark("return"),
    mark("returned"),
    mark("review"),
    mark("scheduled"),
    mark("spam"),
    mark("weekly"),
    mark("withdrawal"),
    mark("withdrawn"),
    mark("yes"),
)


def of(name: str) -> str:
    """Returns what a field is called; its name, readable, for one that nobody thought of."""
    return str(LABELS.get(name) or name.replace("_", " ").capitalize())


def chosen(name: str, value: Any) -> Any:
    """Returns a field's value as people read it: words of ours in the site's language, what was typed as it is."""
    if name == "reasons" and isinstance(value, list):
        return [grounds.said(str(each)) for each in value]
    if name == "details" and isinstance(value, dict):
        return dict(words.fact(*each) for each in value.items())
    if name == "done_to":
        return words.subject(str(value or ""))
    return gettext(value) if name in CHOSEN and isinstance(value, str) and value else value
