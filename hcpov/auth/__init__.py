"""People: accounts, roles, sessions."""
