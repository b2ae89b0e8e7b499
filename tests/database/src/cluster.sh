#!/bin/sh
# A throw-away PostgreSQL. Starts one in a temporary folder, prints the folder of PostgreSQL's programs and its own, and
# removes all of it when standard input ends: when whoever started it is gone, however that came about.
set -eu

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ ! -x "$bin/initdb" ]; then
    bin=$(dirname "$(command -v initdb || true)")
fi
if [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL is not installed. \`make setup\` installs it as root, or says what to install." >&2
    exit 1
fi
# PostgreSQL refuses to run as root. Debian's package has made a user for it.
as=
if [ "$(id -u)" -eq 0 ]; then
    as='setpriv --reuid=postgres --regid=postgres --clear-groups --'
fi

# Not TMPDIR: the path of a socket may not be longer than about 100 characters.
folder=$($as mktemp -d /tmp/reverie-postgresql.XXXXXX)
stop() {
    $as "$bin/pg_ctl" stop --silent --mode immediate --pgdata "$folder/data" >"$folder/stop.log" 2>&1 || true
    $as rm -rf "$folder"
}
trap stop EXIT
trap '' INT TERM HUP
cd "$folder"

# Another order of texts than SQLite's, so that nobody relies on either.
$as "$bin/initdb" --no-sync --pgdata "$folder/data" --username reverie --auth trust --encoding UTF8 --locale C.UTF-8 \
    --locale-provider icu --icu-locale en-US >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
# Nothing here outlives a power cut, so nothing needs to be on disk.
cat >>"$folder/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 400
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
SETTINGS
$as "$bin/pg_ctl" start --silent --wait --pgdata "$folder/data" --log "$folder/log" >&2 || { cat "$folder/log" >&2; exit 1; }

echo "$bin"
echo "$folder"
# Nobody writes here; the end of the input is the end of whoever holds the other end.
while read -r _; do :; done
