#!/usr/bin/env bash
# The whole suite on SQLite, in Chromium and behind nginx and Caddy too when they are there. Arguments go to pytest.
# The browser tests serve htmx themselves, from the npm package of the version that the site asks the CDN for; axe-core
# and the Nu checker come from npm too.
set -euo pipefail
cd "$(dirname "$0")/.."

# Folder in .cache, package, version. htmx is what the CDN serves; axe-core looks for what shuts people out, Nu for markup
# that is not valid.
packages=("htmx htmx.org 4.0.1" "axe axe-core 4.14.1" "nu vnu-jar 26.9.27")

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

.ci/packages chromium fonts-liberation nginx libnginx-mod-http-brotli-static caddy systemd curl default-jre-headless

lacking=()
command -v chromium >/dev/null || lacking+=(Chromium)
for package in "${packages[@]}"; do
    read -r -a named <<<"$package"
    fetched "${named[@]}" || { .ci/packages npm && fetch "${named[@]}"; } || lacking+=("${named[1]} ${named[2]} from npm")
done
fronts=()
[ -x /usr/sbin/nginx ] || fronts+=(nginx)
[ -e /usr/lib/nginx/modules/ngx_http_brotli_static_module.so ] || fronts+=(libnginx-mod-http-brotli-static)
[ -x /usr/bin/caddy ] || fronts+=(caddy)

left=() # what is left out
leave() {
    left+=("not $1")
    printf '%s are left out. Lacking: %s.\n' "$2" "$(printf '%s, ' "${@:3}" | sed 's/, $//')"
}
[ ${#lacking[@]} -eq 0 ] || leave browser "Browser tests" "${lacking[@]}"
[ ${#fronts[@]} -eq 0 ] || leave front "Tests of nginx and Caddy" "${fronts[@]}"
if [ ${#left[@]} -eq 0 ]; then
    exec .venv/bin/pytest -n 2 "$@"
fi
[ "${CI:-}" != true ] || exit 1
exec .venv/bin/pytest -n 2 -m "$(printf '%s and ' "${left[@]}" | sed 's/ and $//')" "$@"
