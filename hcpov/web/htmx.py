"""Requests that come from htmx."""

from flask import request


def wanted() -> bool:
    """Says whether the request wants a fragment. The header is a wish, never a right: it opens nothing."""
    return request.headers.get("HX-Request") == "true"
