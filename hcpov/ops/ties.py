"""A process that goes with the one above it, even when that is killed."""

import ctypes

_PARENT_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def tie(number: int) -> None:
    """Has this process signalled when the one above it ends, even by SIGKILL. Linux can; elsewhere nothing is done."""
    if _prctl is not None:
        _prctl(_PARENT_DEATH, int(number))
