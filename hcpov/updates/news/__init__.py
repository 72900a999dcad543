"""What there is to tell: new posts and comments, digests of them, and what waits for the editors."""
