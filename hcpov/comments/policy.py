"""Who may do what with comments."""

from hcpov.blog.rows import ArticleRow


def may_leave(article: ArticleRow) -> bool:
    """Anybody may comment on a post whose comments are open."""
    return article.comments_open and not article.withdrawn
