"""Who may do what with comments."""

from hcpov.blog.heads import Head
from hcpov.blog.rows import ArticleRow


def may_leave(post: ArticleRow | Head) -> bool:
    """Anybody may comment on a post whose comments are open."""
    return post.comments_open and not post.withdrawn
