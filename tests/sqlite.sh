#!/usr/bin/env bash
# The whole suite on SQLite; in Chromium, behind nginx and Caddy and by Prometheus's tool too when they are there.
# Arguments go to pytest.
# The browser tests serve htmx themselves, from the npm package of the version that the site asks the CDN for; axe-core
# and the Nu checker come from npm too.
set -euo pipefail
cd "$(dirname "$0")/.."

# Folder in .cache, package, version. htmx is what the CDN serves; axe-core looks for what shuts people out, Nu for markup
# that is not valid.
packages=("htmx htmx.org 4.0.1" "axe axe-core 4.14.1" "nu vnu-jar 26.9.27")

# What looks whether browsers in wide use know the styles; it brings packages of its own.
linters=("stylelint@16.26.1" "stylelint-plugin-use-baseline@1.4.6")

fetched() { [ -f ".cache/$1/package/package.json" ] && grep -q "\"version\": *\"$3\"" ".cache/$1/package/package.json"; }

fetch() {
    command -v npm >/dev/null || return 1
    rm -rf ".cache/$1"
    mkdir -p ".cache/$1"
    (
        cd ".cache/$1"
        npm pack --silent "$2@$3" >/dev/null 2>&1 </dev/null && tar -xzf ./*.tgz && rm ./*.tgz
    )
}

linted() { # leaves the folder as npm made it, or none: half of it would be worse
    local folder=.cache/baseline
    [ "$(cat "$folder/fetched" 2>/dev/null)" != "${linters[*]}" ] || return 0
    .ci/packages npm && command -v npm >/dev/null || return 1
    rm -rf "$folder"
    mkdir -p "$folder"
    echo '{"private": true}' >"$folder/package.json"
    if npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --silent "${linters[@]}" \
        >/dev/null 2>&1 </dev/null; then
        echo "${linters[*]}" >"$folder/fetched"
    else
        rm -rf "$folder"
        return 1
    fi
}

.ci/packages chromium fonts-liberation nginx libnginx-mod-http-brotli-static caddy prometheus systemd curl default-jre-headless

lacking=()
command -v chromium >/dev/null || lacking+=(Chromium)
for package in "${packages[@]}"; do
    read -r -a named <<<"$package"
    fetched "${named[@]}" || { .ci/packages npm && fetch "${named[@]}"; } || lacking+=("${named[1]} ${named[2]} from npm")
done
linted || echo "Not looked at: whether the styles are widely available. Lacking: ${linters[*]} from npm."
fronts=()
[ -x /usr/sbin/nginx ] || fronts+=(nginx)
[ -e /usr/lib/nginx/modules/ngx_http_brotli_static_module.so ] || fronts+=(libnginx-mod-http-brotli-static)
[ -x /usr/bin/caddy ] || fronts+=(caddy)
[ -x /usr/bin/promtool ] || fronts+=(prometheus)

left=() # what is left out
leave() {
    left+=("not $1")
    printf '%s are left out. Lacking: %s.\n' "$2" "$(printf '%s, ' "${@:3}" | sed 's/, $//')"
}
[ ${#lacking[@]} -eq 0 ] || leave browser "Browser tests" "${lacking[@]}"
[ ${#fronts[@]} -eq 0 ] || leave front "Tests of deploy/" "${fronts[@]}"
if [ ${#left[@]} -eq 0 ]; then
    exec .venv/bin/pytest -n 2 "$@"
fi
[ "${CI:-}" != true ] || exit 1
exec .venv/bin/pytest -n 2 -m "$(printf '%s and ' "${left[@]}" | sed 's/ and $//')" "$@"
