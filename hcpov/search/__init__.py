"""Search in posts and comments: FTS5 or tsvector narrow it, and one set of rules decides and ranks."""
