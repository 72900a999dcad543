"""Health Care POV: named blogs where health-care professionals publish and discuss points of view."""

import signal
import sys

# A server that is told to reload while it starts remembers it: unheard, SIGHUP would end it. The keeper hears it later.
if sys.argv[1:2] in (["serve"], ["worker"]):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
