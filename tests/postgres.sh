#!/usr/bin/env bash
# Runs a command beside a PostgreSQL cluster of its own: `tests/postgres.sh COMMAND…`
# The cluster lives in a temporary folder, listens on loopback and a socket there, and goes with the command.
# The command finds its address in HCPOV_TEST_POSTGRES.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/packages postgresql
binaries=$(compgen -G '/usr/lib/postgresql/*/bin' | sort --version-sort | tail -n 1 || true)
if [ -z "$binaries" ] && command -v initdb >/dev/null; then
    binaries=$(dirname "$(command -v initdb)")
fi
if [ -z "$binaries" ]; then
    echo "Tests on PostgreSQL are left out. Lacking: postgresql."
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi

folder=$(mktemp -d)
as=()
if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
    as=(runuser -u postgres --)
    chown postgres "$folder"
fi

server() { (cd "$folder" && "${as[@]}" "$binaries/$1" "${@:2}"); }

stop() {
    [ ! -f "$folder/data/postmaster.pid" ] || server pg_ctl stop -D data -m immediate -s || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

port=$("${PYTHON:-python3}" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
server initdb -D data --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
# What is lost in a crash is of no worth here, so nothing waits for the disk.
cat >"$folder/test.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$folder'
fsync = off
synchronous_commit = off
full_page_writes = off
CONF
cat "$folder/test.conf" >>"$folder/data/postgresql.conf"
if ! server pg_ctl start -D data -l server.log -s -w -t 60 || ! server pg_isready -q -h 127.0.0.1 -p "$port"; then
    echo "PostgreSQL did not start:"
    tail -n 20 "$folder/server.log"
    exit 1
fi

# In the background and waited for, so that a signal stops the cluster at once.
HCPOV_TEST_POSTGRES="postgresql://postgres@127.0.0.1:$port/postgres" "$@" &
command=$!
trap 'kill -TERM "$command" 2>/dev/null || true; exit 130' INT
trap 'kill -TERM "$command" 2>/dev/null || true; exit 143' TERM HUP
wait "$command"
