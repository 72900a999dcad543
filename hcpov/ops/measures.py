"""How much and how long, as people say it."""

from hcpov.languages import figure, gettext, ngettext

_UNITS = ("KB", "MB", "GB")


def size(count: float) -> str:
    """Returns bytes as people read them."""
    if count < 1024:
        return gettext("%(number)s bytes", number=figure(count))
    for unit in _UNITS:
        count /= 1024
        if count < 1024:
            return f"{figure(count, 0 if count >= 10 else 1)} {unit}"
    return f"{figure(count / 1024, 1)} TB"


def length(seconds: float) -> str:
    """Returns how long something is as people say it."""
    if seconds >= 86400:
        return ngettext("%(num)s day", "%(num)s days", int(seconds // 86400))
    if seconds >= 3600:
        return ngettext("%(num)s hour", "%(num)s hours", int(seconds // 3600))
    if seconds >= 60:
        return ngettext("%(num)s minute", "%(num)s minutes", int(seconds // 60))
    return ngettext("%(num)s second", "%(num)s seconds", int(seconds))
