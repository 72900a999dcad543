"""What nginx adds to finished pages, written anew: after an upgrade, and after a change of settings."""

from hcpov.ops.setup import files
from hcpov.ops.setup.machine import Machine, run
from hcpov.ops.setup.steps import File


def are_written(here: Machine) -> bool:
    """Says whether nginx has headers from us."""
    return here.read(files.HEADERS) is not None


def write_headers(text: str, here: Machine) -> bool:
    """Writes nginx's headers where nginx has some from us and they are others, and lets it read them.

    `text` is what `hcpov pages headers` prints. Returns whether there was need. Raises Refused when nginx cannot read
    its files; it then serves as before.
    """
    step = File(files.HEADERS, text, merged=True)
    if not are_written(here) or step.is_right(here):
        return False
    step.do(here)
    if here.is_real:
        run(here, ("nginx", "-t", "-q"), {}, "What it said names the line.", files.SNIPPETS)
        run(here, ("systemctl", "reload", "nginx"), {}, "Look at: journalctl -u nginx -n 50.", files.SNIPPETS)
    return True
