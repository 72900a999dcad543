"""A kill at one line of the code: SIGKILL, to the process of an upgrade itself, as a function begins or has ended.

Nothing is replaced. A profiler, which Python calls at each of those moments, is installed by the environment that the
site runs in, and only the upgrade's own process minds it.
"""

from pathlib import Path

VARIABLE = "POV_TESTS_KILL"  # FILE:FUNCTION:call|return, and with > between them several, one after another

CODE = """
import os, signal, sys

def install(moments):
    left = [moment.split(":") for moment in moments.split(">")]

    def look(frame, event, _argument):
        file, name, when = left[0]
        code = frame.f_code
        if event == when and code.co_name == name and code.co_filename.endswith("/" + file):
            del left[0]
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(look)

if "upgrade" in sys.orig_argv and "--tables" not in sys.orig_argv and os.environ.get("VARIABLE"):
    install(os.environ["VARIABLE"])
"""


def install(environment: Path) -> None:
    """Lets an environment know how to be killed."""
    (there,) = (environment / "lib").glob("python*/site-packages")
    (there / "killing.py").write_text(CODE.replace("VARIABLE", VARIABLE))
    (there / "killing.pth").write_text("import killing\n")
