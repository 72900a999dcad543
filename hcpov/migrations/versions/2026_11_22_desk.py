"""The desk: drafts, revisions, notices, pictures, write-for-us texts, blogs' earlier addresses."""

import sqlalchemy as sa
from alembic import op

from hcpov.extensions import UtcDateTime

revision = "20261122_desk"
down_revision = "20261122_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_table('picture',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('alt', sa.String(length=300), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_picture_account_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_picture')),
    sa.UniqueConstraint('digest', name=op.f('uq_picture_digest'))
    )
    with op.batch_alter_table('picture', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_picture_account_id'), ['account_id'], unique=False)

    op.create_table('draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('tab', sa.String(length=32), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('began_at', UtcDateTime(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_draft_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_draft_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('post_id', 'account_id', 'tab', name=op.f('uq_draft_post_id_account_id_tab'))
    )
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_account_id'), ['account_id'], unique=False)

    op.create_table('earlier',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_earlier_account_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_earlier_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', 'version', name=op.f('pk_earlier'))
    )
    with op.batch_alter_table('earlier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_earlier_account_id'), ['account_id'], unique=False)

    op.create_table('revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('summary', sa.String(length=500), nullable=False),
    sa.Column('editors_note', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('disclosure', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('erased_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_revision_account_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_revision_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revision')),
    sa.UniqueConstraint('post_id', 'number', name=op.f('uq_revision_post_id_number'))
    )
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revision_account_id'), ['account_id'], unique=False)

    op.create_table('old_blog_slug',
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('blog_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['blog_id'], ['blog.id'], name=op.f('fk_old_blog_slug_blog_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('slug', name=op.f('pk_old_blog_slug'))
    )
    with op.batch_alter_table('old_blog_slug', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_old_blog_slug_blog_id'), ['blog_id'], unique=False)

    with op.batch_alter_table('blog', schema=None) as batch_op:
        batch_op.add_column(sa.Column('write_for_us', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('write_for_us_html', sa.Text(), nullable=False, server_default=''))

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('preview', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('embargo', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('announce', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('announced_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('retracted', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('notices', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_failed', ['gave_up_at'], unique=False, sqlite_where=sa.text('gave_up_at IS NOT NULL'), postgresql_where=sa.text('gave_up_at IS NOT NULL'))

    # What is public already was announced, and is the first of its revisions.
    op.execute("UPDATE post SET announced_at = published_at WHERE state IN ('published', 'withdrawn')")
    op.execute(
        "INSERT INTO revision (post_id, number, kind, reason, public, title, summary, editors_note, body, disclosure,"
        " account_id, at) SELECT id, 1, 'publication', '', true, title, summary, editors_note, body, disclosure,"
        " author_id, published_at FROM post WHERE state IN ('published', 'withdrawn') AND published_at IS NOT NULL"
    )


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_failed', sqlite_where=sa.text('gave_up_at IS NOT NULL'), postgresql_where=sa.text('gave_up_at IS NOT NULL'))

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_column('notices')
        batch_op.drop_column('retracted')
        batch_op.drop_column('announced_at')
        batch_op.drop_column('announce')
        batch_op.drop_column('embargo')
        batch_op.drop_column('preview')
        batch_op.drop_column('version')

    with op.batch_alter_table('blog', schema=None) as batch_op:
        batch_op.drop_column('write_for_us_html')
        batch_op.drop_column('write_for_us')

    with op.batch_alter_table('old_blog_slug', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_old_blog_slug_blog_id'))

    op.drop_table('old_blog_slug')
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_revision_account_id'))

    op.drop_table('revision')
    with op.batch_alter_table('earlier', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_earlier_account_id'))

    op.drop_table('earlier')
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_account_id'))

    op.drop_table('draft')
    with op.batch_alter_table('picture', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_picture_account_id'))

    op.drop_table('picture')
