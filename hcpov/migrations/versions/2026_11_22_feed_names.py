"""Feeds: what their permanent names begin with, and comments by when they became public."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from hcpov import clock
from hcpov.extensions import UtcDateTime

revision = "20261122_feed_names"
down_revision = "20261122_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    table = op.create_table('feed_name',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_name'))
    )
    now = clock.now()
    op.bulk_insert(table, [{"id": 1, "name": f"{uuid4()},{now:%Y-%m-%d}", "made_at": now}])
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index('ix_comment_feed', ['post_id', 'state', 'published_at', 'id'], unique=False)


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index('ix_comment_feed')
    op.drop_table('feed_name')
