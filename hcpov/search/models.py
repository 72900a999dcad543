"""What waits to be looked at by the search. The indexes themselves are each database's own, and made by a migration."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hcpov.extensions import Model

POST, COMMENT = "p", "c"


class Due(Model):
    """A public post or comment whose words are not in the index yet: noted by triggers, whoever writes it.

    The transaction that writes it puts it in before it commits. What is `later` is the worker's: a whole site after an
    upgrade or an import.
    """

    __tablename__ = "search_due"
    # A writer looks for what is its own, and must not walk through a million that wait for the worker.
    __table_args__ = (Index("ix_search_due_later", "later", "kind", "number"),)

    kind: Mapped[str] = mapped_column(String(1), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    later: Mapped[bool] = mapped_column(default=False)
