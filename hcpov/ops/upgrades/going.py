"""An upgrade from its first step to its last, and the way back from it."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hcpov import clock
from hcpov.config import Settings
from hcpov.ops.backups import names, postgres, running, sqlite, taking
from hcpov.ops.backups import side as sides
from hcpov.ops.backups.refusals import Refused, told
from hcpov.ops.backups.side import Side
from hcpov.ops.backups.taking import Progress
from hcpov.ops.upgrades import installing, locks, moving, plan, program, releases, services, sources, tables
from hcpov.ops.upgrades.moving import Say
from hcpov.ops.upgrades.owner import as_owner, as_starter
from hcpov.ops.upgrades.releases import Release, Story

UNCHANGED = "Nothing was changed."
HEAD = "head"


def upgrade(settings: Settings, source: str, dry_run: bool, say: Say, progress: Progress) -> None:
    """Goes to another version, or without `source` brings the tables to this one. Raises Refused."""
    with told(UNCHANGED), locks.alone(settings.instance) as lock:
        _begin(settings, say)
        there = releases.named(source) if source else releases.running()
        if there is None:
            _upgrade_from(settings, lock, source, dry_run, say, progress)
            return
        _say_plan(settings, there, there.version if source else "", say)
        if dry_run:
            say(UNCHANGED)
        else:
            _move(settings, lock, there, say, progress)


def _upgrade_from(settings: Settings, lock: int, source: str, dry_run: bool, say: Say, progress: Progress) -> None:
    """Makes a release of a source and goes to it; one that is not gone to does not stay."""
    with as_starter(), sources.opened(source) as folder:
        new = Release(folder)
        with as_owner(settings.instance):
            _say_plan(settings, new, new.version, say)
        if dry_run:
            say(UNCHANGED)
            return
        say("Installing it beside the one in use.")
        release = installing.install(folder, settings.instance, names.stamp(clock.now()))
    try:
        _move(settings, lock, release, say, progress)
    except BaseException:
        with as_starter():
            if releases.linked() != release:
                shutil.rmtree(release.folder, ignore_errors=True)
        raise


def _begin(settings: Settings, say: Say) -> None:
    if healed := moving.healed(settings, services.active()):
        say(healed)
    if (here := releases.linked()) != releases.running():
        command = f"{releases.home() / releases.LINK}/.venv/bin/hcpov"
        raise Refused(f"This is not the release in use, which is {here.name}. Use its own command: {command} upgrade")
    with as_starter():
        releases.remove_unfinished()


def _say_plan(settings: Settings, release: Release, version: str, say: Say) -> None:
    """`release` may lie where only who started this can read: its migrations are read as that one."""
    found = tables.revision(settings)
    with as_starter():
        steps = plan.migrations(release, found)
    for line in plan.lines(settings, version, steps, found):
        say(line)


def _move(settings: Settings, lock: int, release: Release, say: Say, progress: Progress) -> None:
    say("Taking a backup.")
    taken = taking.take(settings, None, False, progress)
    say(f"{taken.path.name}: {taken.size / 1e6:,.1f} MB, {taken.seconds:.1f} s.")
    say("Trying it on a copy of the database.")
    try:
        for line in _proved(settings, lock, release, HEAD, release):
            say(line)
    except Refused as problem:
        raise Refused(f"{str(problem).removesuffix(UNCHANGED).strip()} {UNCHANGED}") from None

    def change(held: tuple[int, ...]) -> None:
        if tables.revision(settings) != release.head:
            say(f"Bringing the tables to {release.head}.")
            program.tables(release, program.own_environment(settings), HEAD, held)

    _end(settings, release, moving.move(settings, lock, release, change, say), say)


def _proved(settings: Settings, lock: int, by: Release, revision: str, to: Release) -> list[str]:
    """Does to a copy of the database what is to be done, and starts a release on it; returns tables with fewer rows."""
    with running.one_at_a_time(settings.instance), sides.made(settings, names.stamp(clock.now())) as side:
        before = _copied(settings, side)
        url = side.url.render_as_string(hide_password=False) if side.url else ""
        given = program.environment_of(settings, side.site, url)
        if side.facts().revision != (by.head if revision == HEAD else revision):
            program.tables(by, given, revision, (lock,))
        after = side.facts()
        program.check(to, given)
    counts = [(table, number, after.counts.get(table, 0)) for table, number in before.items()]
    return [f"{table} has {then} rows, and would have {now}." for table, then, now in counts if now < then]


def _copied(settings: Settings, side: Side) -> dict[str, int]:
    if side.url is None:
        return sqlite.snapshot(sqlite.path(settings), side.database).counts
    dump = side.folder / "tables.dump"
    postgres.dump(settings, dump)
    return sides.load(side, dump).counts


def _end(settings: Settings, release: Release, restarted: tuple[str, ...], say: Say) -> None:
    settle(settings, release, say)
    say(f"{release.version} is in use: {release.folder}")
    if not restarted:
        link = releases.home() / releases.LINK
        start = f"from {link}, by {link}/.venv/bin/hcpov serve" if link.is_symlink() else "as you started it"
        say(f"Stop the site and start it anew, {start}. Until then it answers readers, and takes no words.")


def settle(settings: Settings, release: Release, say: Say) -> None:
    """Does for the release in use what comes last, and once more does nothing: nginx' headers, and old releases go."""
    with as_starter():
        if said := services.write_headers(lambda: program.headers(release, program.own_environment(settings))):
            say(said)
        if gone := releases.tidy():
            say(f"Removed: {', '.join(gone)}.")


def back(settings: Settings, yes: bool, dry_run: bool, say: Say, progress: Progress) -> None:
    """Goes to the release before this one. Raises Refused when words would be lost and nobody said yes to it."""
    with told(UNCHANGED), locks.alone(settings.instance) as lock:
        _begin(settings, say)
        here = releases.linked()
        story = releases.told(here)
        to = Release(Path(story.before))
        if not story.before or not to.folder.is_dir():
            raise Refused(
                "There is no release before this one here. Give the earlier version's source to `hcpov upgrade`, "
                f"or put a backup back by `hcpov restore`. {UNCHANGED}"
            )
        say(f"Back from {here.version} to {to.version}.")
        change = _way_back(settings, lock, here, to, story, yes, say)
        if dry_run:
            say(UNCHANGED)
            return
        say("Taking a backup.")
        say(f"{taking.take(settings, None, False, progress).path.name} has all that is here now.")
        _end(settings, to, moving.move(settings, lock, to, change, say), say)


def _way_back(
    settings: Settings, lock: int, here: Release, to: Release, story: Story, yes: bool, say: Say
) -> Callable[[tuple[int, ...]], None]:
    """Returns what is to be done to the tables: nothing, their way back, or what they were before the upgrade."""
    found = tables.revision(settings)
    if found == to.head:
        return lambda _held: None
    say(f"Trying on a copy whether the tables go back from {found} to {to.head}.")
    try:
        fewer = _proved(settings, lock, here, to.head, to)
    except Refused as problem:
        fewer = [str(problem)]
    if not fewer:
        say(f"They do, and no row is lost. What only {here.version} knows goes.")
        return lambda held: program.tables(here, program.own_environment(settings), to.head, held)
    say(f"They do not: {' '.join(fewer)}")
    if not story.snapshot or not Path(story.snapshot).exists():
        raise Refused(f"The tables of before the upgrade are not here any more. Use `hcpov restore`. {UNCHANGED}")
    lost = tables.written_since(settings, datetime.fromisoformat(story.moment))
    what = ", ".join(f"{number:,} {word}" for word, number in lost.items())
    say(f"The tables can be put back as they were on {story.moment[:19]} UTC. Written since then: {what or 'nothing'}.")
    if lost and not yes:
        raise Refused(
            f"These words would be lost to readers: {what}. They would stay in the backup that is taken first. "
            f"To go back all the same: hcpov upgrade --back --yes. {UNCHANGED}"
        )

    def put_back(held: tuple[int, ...]) -> None:
        tables.put_back(settings, Path(story.snapshot))
        program.erase_again(to, program.own_environment(settings), held)

    return put_back
