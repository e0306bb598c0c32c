# What kafka.sh, minio.sh and livekit.sh share: to be sourced, not run. A server's folder holds its
# pid, port, address and output. The script that sources this says what it runs:
#   label        its name, for people
#   stop_tenths  how long `stop` waits before it kills, in tenths of a second

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000)) # below the range from which the kernel gives out ports
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return 0
    fi
  done
  fail "found no free port"
}

kept_port() { # FILE: the port of an earlier start, or a free one, which is kept from now on
  [ -s "$1" ] || free_port >"$1"
  cat "$1"
}

running() { # DATADIR
  [ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null
}

answers() { # PORT PATH: whether an HTTP server says 200
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
  IFS= read -r -t 5 status <&3 || status=
  exec 3>&-
  [[ $status == *" 200 "* ]]
}

await() { # DATADIR SECONDS COMMAND…: until the command succeeds
  local data=$1 seconds=$2
  shift 2
  for _ in $(seq $((seconds * 10))); do
    ("$@") 2>/dev/null && return 0
    running "$data" || fail "$label ended while starting: $(tail -5 "$data/server.out")"
    sleep 0.1
  done
  stop "$data"
  fail "$label did not start within $seconds s: $(tail -5 "$data/server.out")"
}

stop() {
  [ $# -eq 1 ] || fail "usage: $(basename "$0") stop DATADIR"
  running "$1" || return 0
  local pid
  pid=$(cat "$1/pid")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq "$stop_tenths"); do
    running "$1" || break
    sleep 0.1
  done
  if running "$1"; then
    kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$1/pid"
}

status() {
  [ $# -eq 1 ] || fail "usage: $(basename "$0") status DATADIR"
  running "$1" || fail "$label does not run over $1"
  cat "$1/address"
}
