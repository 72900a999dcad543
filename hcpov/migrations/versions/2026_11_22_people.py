"""People: sessions, passkeys, second factors, credentials, the audit log, tombstones; the outbox sends."""

import sqlalchemy as sa
from alembic import op

from hcpov.extensions import UtcDateTime

revision = "20261122_people"
down_revision = "20261122_guard"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_table('tombstone',
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('how', sa.String(length=20), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'number', name=op.f('pk_tombstone'))
    )
    op.create_table('audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('about', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_audit_account_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index('ix_audit_about', ['about', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_at'), ['at'], unique=False)
        batch_op.create_index('ix_audit_what', ['what', 'id'], unique=False)

    op.create_table('credential',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('profession', sa.String(length=80), nullable=False),
    sa.Column('region', sa.String(length=80), nullable=False),
    sa.Column('body', sa.String(length=120), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('link', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_credential_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_credential_decided_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential'))
    )
    with op.batch_alter_table('credential', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credential_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_credential_state', ['state', 'asked_at'], unique=False)

    op.create_table('login_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=80), nullable=False),
    sa.Column('remembered', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('seen_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_login_session_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_session')),
    sa.UniqueConstraint('key', name=op.f('uq_login_session_key'))
    )
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_session_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_session_seen_at'), ['seen_at'], unique=False)

    op.create_table('passkey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(length=1024), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.Integer(), nullable=False),
    sa.Column('transports', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('backup_state', sa.Boolean(), nullable=False),
    sa.Column('device_type', sa.String(length=64), nullable=False),
    sa.Column('extensions', sa.String(length=255), nullable=True),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('usage', sa.String(length=64), nullable=False),
    sa.Column('lastuse_datetime', UtcDateTime(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['account.id'], name=op.f('fk_passkey_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_user_id'), ['user_id'], unique=False)

    # Only SQLite makes the table anew, for AUTOINCREMENT; PostgreSQL never gives a number twice.
    anew = 'always' if op.get_bind().dialect.name == 'sqlite' else 'never'
    with op.batch_alter_table('account', recreate=anew, table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.add_column(sa.Column('new_email', sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column('fs_webauthn_user_handle', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('tf_primary_method', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('tf_totp_secret', sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column('tf_last_counter', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('mf_recovery_codes', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('handle', sa.String(length=60), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_account_fs_webauthn_user_handle'), ['fs_webauthn_user_handle'])
        batch_op.create_unique_constraint(batch_op.f('uq_account_handle'), ['handle'])

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('created_at', UtcDateTime(), nullable=False, server_default=sa.func.now()))
        batch_op.add_column(sa.Column('gave_up_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('problem', sa.String(length=80), nullable=False, server_default=''))
        batch_op.drop_index(batch_op.f('ix_message_not_before'))
        batch_op.create_index('ix_message_due', ['not_before', 'id'], unique=False, sqlite_where=sa.text('sent_at IS NULL AND gave_up_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL AND gave_up_at IS NULL'))
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.alter_column('created_at', server_default=None)
        batch_op.alter_column('problem', server_default=None)
    # The pages of people list what somebody wrote, newest first.
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_author_id'))
        batch_op.create_index('ix_post_author', ['author_id', 'kind', 'state', 'published_at', 'id'], unique=False)
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comment_account_id'))
        batch_op.create_index('ix_comment_account', ['account_id', 'state', 'created_at', 'id'], unique=False)
    # Who could sign in before addresses were confirmed is not locked out.
    op.execute("UPDATE account SET confirmed_at = created_at WHERE confirmed_at IS NULL AND password IS NOT NULL")
    op.execute("UPDATE account SET handle = 'member-' || CAST(id AS VARCHAR(12))")


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index('ix_comment_account')
        batch_op.create_index(batch_op.f('ix_comment_account_id'), ['account_id'], unique=False)
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_index('ix_post_author')
        batch_op.create_index(batch_op.f('ix_post_author_id'), ['author_id'], unique=False)
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_due', sqlite_where=sa.text('sent_at IS NULL AND gave_up_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL AND gave_up_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_message_not_before'), ['not_before'], unique=False)
        batch_op.drop_column('problem')
        batch_op.drop_column('gave_up_at')
        batch_op.drop_column('created_at')

    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_account_handle'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_account_fs_webauthn_user_handle'), type_='unique')
        batch_op.drop_column('handle')
        batch_op.drop_column('mf_recovery_codes')
        batch_op.drop_column('tf_last_counter')
        batch_op.drop_column('tf_totp_secret')
        batch_op.drop_column('tf_primary_method')
        batch_op.drop_column('fs_webauthn_user_handle')
        batch_op.drop_column('new_email')

    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passkey_user_id'))

    op.drop_table('passkey')
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_session_seen_at'))
        batch_op.drop_index(batch_op.f('ix_login_session_account_id'))

    op.drop_table('login_session')
    with op.batch_alter_table('credential', schema=None) as batch_op:
        batch_op.drop_index('ix_credential_state')
        batch_op.drop_index(batch_op.f('ix_credential_account_id'))

    op.drop_table('credential')
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_what')
        batch_op.drop_index(batch_op.f('ix_audit_at'))
        batch_op.drop_index(batch_op.f('ix_audit_account_id'))
        batch_op.drop_index('ix_audit_about')

    op.drop_table('audit')
    op.drop_table('tombstone')
