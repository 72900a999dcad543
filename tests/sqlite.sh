#!/usr/bin/env bash
# The whole suite on SQLite, in Chromium too when there is one. Arguments go to pytest.
# The browser tests serve htmx themselves, from the npm package of the version that the site asks the CDN for.
set -euo pipefail
cd "$(dirname "$0")/.."

htmx_version=4.0.1
htmx=.cache/htmx/package

fetched() { [ -f "$htmx/dist/htmx.min.js" ] && grep -q "\"version\": *\"$htmx_version\"" "$htmx/package.json"; }

fetch() {
    command -v npm >/dev/null || return 1
    rm -rf .cache/htmx
    mkdir -p .cache/htmx
    (
        cd .cache/htmx
        npm pack --silent "htmx.org@$htmx_version" >/dev/null 2>&1 </dev/null && tar -xzf ./*.tgz && rm ./*.tgz
    )
}

.ci/packages chromium fonts-liberation
fetched || { .ci/packages npm && fetch; } || true

lacking=()
command -v chromium >/dev/null || lacking+=(Chromium)
fetched || lacking+=("htmx.org $htmx_version from npm")
if [ ${#lacking[@]} -eq 0 ]; then
    exec .venv/bin/pytest -n 2 "$@"
fi
printf 'Browser tests are left out. Lacking: %s.\n' "$(printf '%s, ' "${lacking[@]}" | sed 's/, $//')"
[ "${CI:-}" != true ] || exit 1
exec .venv/bin/pytest -n 2 -m "not browser" "$@"
