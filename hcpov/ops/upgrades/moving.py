"""The move from one release to another: while nobody writes, the tables change, and the link with them; or neither.

Who sends words meanwhile is told that they are kept (web/pause.py). Killed at any moment, `heal` knows what is true:
with the link at the new release the move is done, and until then the tables are put back as they were.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hcpov import clock, writing
from hcpov.config import Settings
from hcpov.ops.backups import running
from hcpov.ops.backups.refusals import Refused, told
from hcpov.ops.upgrades import journal, locks, program, releases, services, tables
from hcpov.ops.upgrades.journal import Journal
from hcpov.ops.upgrades.owner import as_starter
from hcpov.ops.upgrades.releases import Release, Story

LAST_WRITER = 60.0  # seconds for a picture that is on its way
AS_BEFORE = "Everything is as it was before."

Say = Callable[[str], None]
Change = Callable[[tuple[int, ...]], None]


def move(settings: Settings, lock: int, to: Release, change: Change, say: Say) -> tuple[str, ...]:
    """Goes to a release; returns the services that were started anew. Raises Refused, and all is as before.

    `change` does to the tables what is to be done, and is given the locks for its children.
    """
    before, has_link = releases.linked(), (releases.home() / releases.LINK).is_symlink()
    units, files = services.active(), list[Path]()
    with told(AS_BEFORE), running.one_at_a_time(settings.instance), _nobody_writes(settings, say) as held:
        kept = _kept(settings, before, to, has_link)
        try:
            change((lock, *held))
            say("Trying it on the site's own tables.")
            tried(settings, to)
            if to != before:
                say(f"Switching to {to.name}.")
                with as_starter():
                    releases.use(to)
                    files += services.follow(units, releases.home() / releases.LINK)
            if units:
                say(f"Starting {' and '.join(units)} anew.")
                kept = _restarting(settings, kept)
                with as_starter():
                    services.restart(units, settings)
        except BaseException as problem:
            say("It did not succeed. Putting everything back.")
            _undo(settings, kept, units, files)
            if isinstance(problem, Refused):
                raise Refused(f"{str(problem).rstrip('.')}. {AS_BEFORE}") from None
            raise
        _close(settings, kept)
    return units


def tried(settings: Settings, release: Release) -> None:
    """Starts a release on the site's own tables, beside its instance folder. Raises Refused."""
    with tempfile.TemporaryDirectory(dir=settings.instance, prefix=".upgrade-try-") as folder:
        program.check(release, program.environment_of(settings, Path(folder), program.real_database(settings)))


def heal(settings: Settings) -> str:
    """Sets right what a killed upgrade left, and says what; nothing while one is under way."""
    if journal.read(settings.instance) is None:
        return ""
    try:
        with locks.alone(settings.instance):
            return healed(settings, ())
    except Refused:
        if locks.is_under_way(settings.instance):
            return ""
        raise


def healed(settings: Settings, units: tuple[str, ...]) -> str:
    """Does so for whoever has the lock. `units` are services that it may start anew: none where one of them asks."""
    found = journal.read(settings.instance)
    if found is None:
        return ""
    for left in settings.instance.glob(".upgrade-try-*"):
        shutil.rmtree(left, ignore_errors=True)
    with running.one_at_a_time(settings.instance), _nobody_writes(settings, lambda _words: None):
        revision, linked = tables.revision(settings), releases.linked()
        if str(linked.folder) == found.to and (found.to != found.before or revision == linked.head):
            if problem := _unfinished(settings, found, units):
                return f"An upgrade was killed on its way. {problem}. {AS_BEFORE}"
            _close(settings, found)
            return f"An upgrade was killed when all but its end was done. {linked.name} is in use."
        _undo(settings, found, units, [])
    what = "No table had been changed"
    if revision != found.revision:
        what = f"The tables were put back to {found.revision}"
    return f"An upgrade was killed on its way. {what}. {AS_BEFORE}"


@contextmanager
def _nobody_writes(settings: Settings, say: Say) -> Iterator[tuple[int, ...]]:
    say("Holding writers up: what is sent from now on is answered with its words and a button to send them again.")
    try:
        with writing.held(settings.instance, LAST_WRITER) as held:
            yield held
    except TimeoutError:
        raise Refused(f"Somebody went on writing for {LAST_WRITER:.0f} seconds. Try again later.") from None


def _restarting(settings: Settings, kept: Journal) -> Journal:
    """Writes down that services are started anew from here on: the way back must do so too."""
    kept = replace(kept, restarts=True)
    journal.write(settings.instance, kept)
    return kept


def _unfinished(settings: Settings, kept: Journal, units: tuple[str, ...]) -> str:
    """Lets the services follow the link, which was switched; returns why they do not, and then all is as before."""
    if not units:
        return ""
    kept = _restarting(settings, kept)
    try:
        with as_starter():
            if kept.to != kept.before:
                services.follow(units, releases.home() / releases.LINK)
            services.restart(units, settings)
    except Refused as problem:
        _undo(settings, kept, units, [] if kept.has_link else services.drop_ins(units))
        return str(problem).rstrip(".")
    return ""


def _kept(settings: Settings, before: Release, to: Release, has_link: bool) -> Journal:
    """Keeps the tables as they are, and writes down what is about to be done."""
    file, moment = journal.snapshot(settings.instance, before.name), clock.now()
    revision = tables.revision(settings)
    tables.keep(settings, file)
    if to != before and releases.told(before).before != str(to.folder):  # a way back has the story that it had
        with as_starter():
            releases.tell(to, Story(str(before.folder), revision, str(file), moment.isoformat()))
    kept = Journal(str(before.folder), str(to.folder), revision, str(file), has_link)
    journal.write(settings.instance, kept)
    return kept


def _undo(settings: Settings, kept: Journal, units: tuple[str, ...], files: list[Path]) -> None:
    """Makes everything what it was: tables, link, the `files` beside the services' own, and the services."""
    _back(settings, kept)
    before = Release(Path(kept.before))
    with as_starter():
        if releases.linked() != before:
            services.forget(files)
            releases.use(before) if kept.has_link else releases.use_none()
        if units and kept.restarts and kept.to != kept.before:
            services.restart(units, settings)
    journal.close(settings.instance)


def _back(settings: Settings, kept: Journal) -> None:
    """Makes the tables what they were. While nobody writes, a revision that is the same says that they are."""
    if tables.revision(settings) == kept.revision:
        return
    tables.put_back(settings, Path(kept.snapshot))
    program.clear_pages(Release(Path(kept.before)), program.own_environment(settings))


def _close(settings: Settings, kept: Journal) -> None:
    """Ends a move that was done. What was kept for earlier ones goes: it has words in it that were erased since."""
    for other in Path(kept.snapshot).parent.glob("before-*"):
        if str(other) != kept.snapshot:
            other.unlink()
    journal.close(settings.instance)
