"""Blogs and posts: what readers come for."""
