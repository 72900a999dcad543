#!/usr/bin/env bash
# Runs a command beside a PostgreSQL cluster and a Redis of its own: `tests/postgres.sh COMMAND…`
# Both live in a temporary folder, listen on loopback, and go with the command, which finds their addresses in
# HCPOV_TEST_POSTGRES and HCPOV_TEST_REDIS.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/packages postgresql redis-server nginx libnginx-mod-http-brotli-static
binaries=$(compgen -G '/usr/lib/postgresql/*/bin' | sort --version-sort | tail -n 1 || true)
if [ -z "$binaries" ] && command -v initdb >/dev/null; then
    binaries=$(dirname "$(command -v initdb)")
fi
lacking=()
[ -n "$binaries" ] || lacking+=(postgresql)
command -v redis-server >/dev/null || lacking+=(redis-server)
if [ ${#lacking[@]} -gt 0 ]; then
    echo "Tests on PostgreSQL and Redis are left out. Lacking: ${lacking[*]}."
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi

folder=$(mktemp -d)
as=()
if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
    as=(runuser -u postgres --)
    chown postgres "$folder"
fi

redis=
redis_password=of-the-tests
server() { (cd "$folder" && "${as[@]}" "$binaries/$1" "${@:2}"); }

stop() {
    [ -z "$redis" ] || kill -TERM "$redis" 2>/dev/null || true
    [ ! -f "$folder/data/postmaster.pid" ] || server pg_ctl stop -D data -m immediate -s || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Two at once, so that they differ.
read -r port redis_port < <("${PYTHON:-python3}" -c '
import socket
both = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(each.getsockname()[1] for each in both))')
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

# Nothing is written to disk. It has a password, so that ours is sent, and a number for each test process (-n) and more.
printf '%s\n' "bind 127.0.0.1" "port $redis_port" "requirepass $redis_password" 'save ""' "appendonly no" "databases 64" |
    redis-server - >"$folder/redis.log" 2>&1 &
redis=$!
for _ in $(seq 100); do
    ! grep -q "Ready to accept connections" "$folder/redis.log" || break
    kill -0 "$redis" 2>/dev/null || break
    sleep 0.1
done
if ! grep -q "Ready to accept connections" "$folder/redis.log"; then
    echo "Redis did not start:"
    tail -n 20 "$folder/redis.log"
    exit 1
fi

# In the background and waited for, so that a signal stops the servers at once.
HCPOV_TEST_REDIS="redis://:$redis_password@127.0.0.1:$redis_port" \
    HCPOV_TEST_POSTGRES="postgresql://postgres@127.0.0.1:$port/postgres" "$@" &
command=$!
trap 'kill -TERM "$command" 2>/dev/null || true; exit 130' INT
trap 'kill -TERM "$command" 2>/dev/null || true; exit 143' TERM HUP
wait "$command"
