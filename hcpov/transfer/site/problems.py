"""What is wrong with an export, or stands in an import's way."""


class BadSite(ValueError):
    """Something that cannot be taken in, or a place that cannot be written to; the message says what to do."""


AGAIN = "Export the site again, or use another copy of the file"


def broken(where: str, what: str) -> BadSite:
    """Returns what to say of a file that does not hold what it should."""
    return BadSite(f"{where}: {what}. {AGAIN}.")
