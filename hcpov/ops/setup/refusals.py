"""What stops a setup, in words that say what to do."""


class Refused(Exception):
    """It cannot go on like this; the text says why, and what to do."""
