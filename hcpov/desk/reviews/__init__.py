"""Saying on a published post that somebody reviewed it, and taking that back."""
