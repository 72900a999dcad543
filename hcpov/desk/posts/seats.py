"""Who writes here, and which posts are theirs."""

from dataclasses import dataclass

from flask import abort
from flask_login import current_user

from hcpov.blog import policy
from hcpov.blog.models import Kind, Post
from hcpov.blog.policy import Writer
from hcpov.desk.policy import Keeper
from hcpov.desk.posts import queries
from hcpov.desk.settling import keeper_here
from hcpov.desk.writers import writer_here


@dataclass(frozen=True)
class Seat:
    """Somebody at the desk: what they may do with posts, and what the desk's frame shows them."""

    writer: Writer
    keeper: Keeper

    @property
    def account_id(self) -> int:
        """Whose seat it is."""
        return self.writer.account_id

    def publishes(self, post: Post) -> bool:
        """Says whether they are an editor of a post's blog; a page of the site has admins only."""
        return policy.may_publish(self.writer, post.blog_id) and (post.kind == Kind.POST or self.writer.everywhere)

    def edits(self, post: Post) -> bool:
        """Says whether they may change a post as it stands."""
        return policy.may_edit(self.writer, post.blog_id, post.author_id, post.state)

    def steps(self, post: Post) -> frozenset[str]:
        """Returns what they may do with a post as it stands."""
        return policy.steps(self.writer, post.blog_id, post.author_id, post.state)


def seat_here() -> Seat:
    """Returns who is at the desk. A stranger is told of no such page, a member that it is not theirs.

    No query of its own; those of `keeper_here` for whoever is more than an author.
    """
    writer = writer_here()
    works = current_user.is_staff or writer.edits
    return Seat(writer, keeper_here() if works else Keeper(writer.account_id, False, False, frozenset()))


def post_here(number: int) -> tuple[Seat, Post]:
    """Returns who is at the desk and a post that they may see; 404 for what is none. One query more."""
    seat = seat_here()
    post = queries.post(number) or abort(404)
    if not policy.may_see(seat.writer, post.blog_id, post.author_id):
        abort(403)
    if post.kind != Kind.POST and not seat.writer.everywhere:
        abort(403)
    return seat, post
