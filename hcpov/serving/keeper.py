"""The process that was started, and that stays: it holds the socket, and keeps a generation of processes behind it.

A generation loads code and settings once and forks (`generation.py`). On SIGHUP another is started by a fresh
interpreter. When it serves, the one before is told to leave; should it fail to start, nothing was changed. The socket
stays open, so no connection is refused. A generation that ends, or lacks a process, is replaced in the same way.

This runs without the application, which would cost thirty times the memory, so no code of a reload is in it: what is
new here comes with a restart.
"""

import json
import os
import select
import signal
import time

from hcpov import clock

# What a generation says, and what it is told.
READY, LACKS, RESTED = "ready", "lacks a process", "rested"
WORK, LEAVE = "work", "leave"

NAME = "hcpov.serving.keeper"
PLACE = "POV_PLACE"  # the variable with the handles of a generation that an interpreter of its own begins
START = 180  # seconds to be ready, on a machine that has much to do
LEAVING = 90  # seconds: longer than any web process waits for its readers, and the worker for a message
STOP = 30  # seconds, when all is to end
APART = 2  # seconds between two starts that nobody asked for
AGAIN = 10  # seconds after a replacement that failed
MOST_LEAVING = 3  # generations that are still leaving, when another must come; for a reload, none may be: memory
_MOST_TEXT = 8000  # bytes of what a generation printed before it failed

_STOPS = {signal.SIGTERM, signal.SIGINT}
SIGNALS = {*_STOPS, signal.SIGHUP, signal.SIGCHLD}


class Generation:
    """Processes that belong together, as the keeper sees them: the one that leads them, and two pipes."""

    def __init__(self, pid: int, tells: int, hears: int, errors: int) -> None:
        self.pid, self.tells, self.hears, self.errors = pid, tells, hears, errors
        self.text, self._half, self.is_first = b"", b"", errors == -1
        self.ready = self.leaving = self.works = self.lacks = False
        self.until = time.monotonic() + START  # when it is killed
        self.began = time.monotonic()
        os.set_blocking(hears, False)

    def tell(self, word: str) -> None:
        """Tells it a word; one that has ended hears nothing."""
        try:
            os.write(self.tells, f"{word}\n".encode())
        except OSError:
            return

    def words(self) -> list[str]:
        """Returns what it said since it was asked last."""
        *lines, self._half = (self._half + self._read("hears")).split(b"\n")
        return [line.decode() for line in lines]

    def listen(self) -> None:
        """Takes what it printed before it was ready."""
        self.text = (self.text + self._read("errors"))[-_MOST_TEXT:]

    def close(self) -> None:
        """Closes the pipes."""
        for name in ("tells", "hears", "errors"):
            self._shut(name)

    def hush(self) -> None:
        """Closes the pipe that it is told by: it ends, for nobody keeps it."""
        self._shut("tells")

    def _read(self, name: str) -> bytes:
        handle = getattr(self, name)
        try:
            found = os.read(handle, 65536) if handle >= 0 else b""
        except BlockingIOError:
            return b""
        if not found:
            self._shut(name)
        return found

    def _shut(self, name: str) -> None:
        if getattr(self, name) >= 0:
            os.close(getattr(self, name))
            setattr(self, name, -1)


class Keeper:
    """What is kept. `command` begins a generation, and `listener` is the socket, -1 where there is none."""

    def __init__(self, command: list[str], listener: int, first: Generation, in_words: bool) -> None:
        self.command, self.listener, self.in_words = command, listener, in_words
        self.generations = [first]
        self.wanted = self.stopping = False
        self.not_before = 0.0
        self.code = 0
        self.had_terminal = os.isatty(2)
        self.wake, waking = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(waking, False)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        for each in SIGNALS:
            signal.signal(each, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    @property
    def serving(self) -> Generation | None:
        """The generation that serves, if one does."""
        return next((each for each in self.generations if each.ready and not each.leaving), None)

    @property
    def is_starting(self) -> bool:
        """Says whether a generation is on its way."""
        return any(not each.ready for each in self.generations)

    def run(self) -> int:
        """Keeps until it is told to stop, or nothing is left that could be kept; returns the exit code."""
        while self.generations or self.wanted:
            self._wait()
            for each in list(self.generations):
                self._hear(each)
                self._bury(each)
            self._let_work()
            self._start_wanted()
        return self.code

    def _wait(self) -> None:
        poll, now = select.poll(), time.monotonic()
        poll.register(self.wake, select.POLLIN)
        for handle in (handle for each in self.generations for handle in (each.hears, each.errors) if handle >= 0):
            poll.register(handle, select.POLLIN)
        moments = [each.until for each in self.generations if each.until]
        if self.wanted and self.not_before > now:
            moments.append(self.not_before)
        poll.poll(max(0.0, min(moments) - now) * 1000 + 1 if moments else None)
        try:
            for number in os.read(self.wake, 512):
                self._signalled(number)
        except BlockingIOError:
            return

    def _signalled(self, number: int) -> None:
        if number in _STOPS or (number == signal.SIGHUP and self.had_terminal and not os.isatty(2)):
            self._stop()  # the last of these: the window was closed that it ran in
        elif number == signal.SIGHUP and not self.stopping:
            self.wanted, self.not_before = True, 0.0
            waits = any(each.leaving for each in self.generations)
            self._say("info", f"Told to reload{', when the reload before is over' if waits else ''}.")

    def _stop(self) -> None:
        if self.listener >= 0:  # who comes now is refused, and does not wait for nobody
            os.close(self.listener)
        self.stopping, self.wanted, self.listener = True, False, -1
        for each in self.generations:
            each.until = time.monotonic() + STOP
            each.hush()
            if not each.ready:
                os.kill(each.pid, signal.SIGTERM)

    def _hear(self, generation: Generation) -> None:
        if generation.errors >= 0:
            generation.listen()
        for word in generation.words():
            if word == READY:
                self._begins(generation)
            elif word == RESTED:
                generation.works = False
            elif word == LACKS and not generation.leaving and not self.stopping:
                generation.lacks = True
                self._want(generation, "A process was killed or broke: all are replaced.")

    def _begins(self, generation: Generation) -> None:
        old = self.serving
        generation.ready, generation.until = True, 0.0
        if generation.text:
            os.write(2, generation.text)
        if self.stopping:
            generation.until = time.monotonic() + STOP
        elif old:
            old.leaving, old.until = True, time.monotonic() + LEAVING
            old.tell(LEAVE)
            self._say("info", "The new processes serve; the old ones leave.")

    def _bury(self, generation: Generation) -> None:
        """Lets go of a generation that has ended, and kills one that is late."""
        if generation.until and generation.until < time.monotonic():
            os.kill(generation.pid, signal.SIGKILL)
            generation.until = 0.0
        pid, status = os.waitpid(generation.pid, os.WNOHANG)
        if not pid:
            return
        self._hear(generation)  # what it said last
        generation.close()
        self.generations.remove(generation)
        if self.stopping or generation.leaving:
            return
        if generation.ready:
            self._want(generation, "The processes ended without being told to: others are started.")
        else:
            self._failed(generation, os.waitstatus_to_exitcode(status))

    def _failed(self, generation: Generation, code: int) -> None:
        if generation.is_first:  # it has said itself what is wrong
            self.code, self.wanted = abs(code) or 1, False
            return
        self._not_begun(generation.text.decode(errors="replace").strip() or f"exit code {code}")

    def _not_begun(self, reason: str) -> None:
        serving = self.serving
        if serving is None:
            self._say("error", "No processes can be started.", reason)
            self.code, self.wanted = 1, False
            return
        self._say("error", "The reload failed; the old processes serve on.", reason)
        if serving.lacks and not self.wanted:
            self.wanted, self.not_before = True, time.monotonic() + AGAIN

    def _want(self, generation: Generation, words: str) -> None:
        self._say("warning", words)
        if not self.is_starting:
            self.wanted, self.not_before = True, generation.began + APART

    def _let_work(self) -> None:
        """One worker at a time: what one does by the clock, another must not do as well."""
        serving = self.serving
        if serving and not serving.works and not any(each.works for each in self.generations):
            serving.works = True
            serving.tell(WORK)

    def _start_wanted(self) -> None:
        serving = self.serving
        if not self.wanted or self.not_before > time.monotonic() or self.is_starting:
            return
        if serving and sum(each.leaving for each in self.generations) >= (MOST_LEAVING if serving.lacks else 1):
            return
        self.wanted = False
        try:
            self.generations.append(self._start())
        except OSError as problem:
            self._not_begun(f"{self.command[0]} cannot be started: {problem.strerror}.")

    def _start(self) -> Generation:
        (hears, tells), (hearing, says), (listening, errors) = os.pipe(), os.pipe(), os.pipe()
        real = os.dup(2)
        given = [hears, says, real]
        for each in given:
            os.set_inheritable(each, True)
        env = os.environ | {PLACE: ",".join(map(str, [self.listener, *given]))}
        actions = [(os.POSIX_SPAWN_DUP2, errors, 2)]
        try:
            pid = os.posix_spawn(self.command[0], self.command, env, file_actions=actions)
        except OSError:
            for each in (tells, hearing, listening):
                os.close(each)
            raise
        finally:
            for each in (*given, errors):
                os.close(each)
        os.set_blocking(listening, False)
        return Generation(pid, tells, hearing, listening)

    def _say(self, level: str, event: str, reason: str = "") -> None:
        line = {
            "event": event,
            "level": level,
            "logger": NAME,
            "timestamp": clock.now().isoformat(timespec="milliseconds"),
        }
        if reason:
            line["reason"] = reason
        words = f"{event} {reason}".strip() if self.in_words else json.dumps(line, ensure_ascii=False)
        os.write(2, f"{words}\n".encode())


def keep(words: list[str]) -> int:
    """Keeps what `place.py` began; returns the exit code."""
    listener, pid, tells, hears, in_words = map(int, words[:5])
    return Keeper(words[5:], listener, Generation(pid, tells, hears, -1), bool(in_words)).run()
