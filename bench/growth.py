"""Whether pages cost more on a large site: each public page on one of 200 posts and on one of 100,000.

`.venv/bin/python -m bench.growth [POSTS COMMENTS]` makes both sites (100,000 posts and 1,000,000 comments for the large
one, 200 and 2,000 for the small), then asks both for each page in turn, in this process and past the finished pages:
what is measured is the rendering. Prints medians, their ratio and a JSON line; ends with 1 when a ratio is over 1.2.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from flask import Flask

from bench.data import fill, newest_path

ALLOWED = 1.2
ROUNDS, WARM = 60, 5
SMALL = (200, 2_000)


def main(posts: int, comments: int) -> int:
    """Measures, prints, and returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        small = fill(Path(folder, "small"), *SMALL)
        begun = time.perf_counter()
        large = fill(Path(folder, "large"), posts, comments)
        print(f"{posts:,} posts and {comments:,} comments were made in {time.perf_counter() - begun:.0f} s.\n")
        rows = {path: _measured(small, large, path) for path in _paths(small)}
    print(f"{'page':52} {'small ms':>9} {'large ms':>9} {'ratio':>6}")
    for path, (few, many) in rows.items():
        print(f"{path:52} {few:9.2f} {many:9.2f} {many / few:6.2f}")
    worst = max(many / few for few, many in rows.values())
    print(json.dumps({"bench": "growth", "posts": posts, "comments": comments, "worst_ratio": round(worst, 3)}))
    return 0 if worst <= ALLOWED else 1


def _paths(app: Flask) -> list[str]:
    post = newest_path(app)
    blog, year, month = post.split("/")[1:4]
    paths = ["/", "/?before=20", f"/{blog}/", f"/{blog}/?before=41", f"/{blog}/{year}/{month}/", post, f"{post}history"]
    paths += ["/blogs/", "/people/writer-1/", "/feed.atom", f"/{blog}/feed.atom", "/moderation/", "/tags/tag-1/"]
    paths += ["/search?q=ward"]
    client = app.test_client()
    return [path for path in paths if client.get(path).status_code == 200]


def _measured(small: Flask, large: Flask, path: str) -> tuple[float, float]:
    """Returns the medians in milliseconds, from turns that follow each other."""
    taken: tuple[list[float], list[float]] = ([], [])
    clients = small.test_client(), large.test_client()
    for number in range(ROUNDS + WARM):
        for client, times in zip(clients, taken, strict=True):
            begun = time.perf_counter()
            answer = client.get(path)
            answer.get_data()
            if number >= WARM:
                times.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200, path
    return median(taken[0]), median(taken[1])


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:]] or [100_000, 1_000_000]
    sys.exit(main(*sizes))
