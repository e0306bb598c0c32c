#!/usr/bin/env bash
# MinIO for tests and for development: an object store that speaks S3, one node, on 127.0.0.1.
# Built from its source by the Go module proxy and kept; needs Go, no container engine.
#
#   minio.sh install               build the server, once (some minutes)
#   minio.sh built                 succeed if that has been done
#   minio.sh start DATADIR [PORT]  start a server over DATADIR, wait until it serves, print its address
#   minio.sh stop DATADIR          stop the server that `start` started over DATADIR
#   minio.sh status DATADIR        print the address of a running server, or fail
#
# `start` takes a free port unless PORT is given; a second start over the same folder keeps the port
# and the data, and is a no-op while the server runs. Environment: FUSION_CACHE (where the server is
# kept, default ~/.cache/fusioncommerce), MINIO_VERSION, MINIO_ROOT_USER and MINIO_ROOT_PASSWORD
# (the keys, default minioadmin).
set -euo pipefail

version=${MINIO_VERSION:-v0.0.0-20260212201848-7aac2a2c5b7c}
home=${FUSION_CACHE:-$HOME/.cache/fusioncommerce}/minio-$version
server="$home/minio"

fail() {
  echo "minio.sh: $*" >&2
  exit 1
}

find_go() { # prints the Go command, which may be installed without being on the PATH
  command -v go || { [ -x /usr/local/go/bin/go ] && echo /usr/local/go/bin/go; }
}

install() {
  built && return 0
  local go
  go=$(find_go) || fail "Go is not installed; it is needed to build MinIO (https://go.dev/dl/, or apt-get install golang-go)"
  mkdir -p "$home"
  (
    flock 9 # two test runs may install at the same time
    built && exit 0
    echo "minio.sh: building MinIO $version with $("$go" env GOVERSION)" >&2
    # beside its place, then renamed: a build that was cut off is never taken for a server
    GOBIN="$home/build" GOFLAGS="-p=${MINIO_BUILD_JOBS:-2}" GOTOOLCHAIN=auto CGO_ENABLED=0 nice -n 10 \
      "$go" install -trimpath -ldflags '-s -w' "github.com/minio/minio@$version" >&2 || exit 1
    mv "$home/build/minio" "$server"
    rmdir "$home/build"
  ) 9>"$home/.lock" || fail "Go could not build MinIO $version; see its messages above"
}

built() {
  [ -x "$server" ]
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

kept_port() { # FILE: the port of an earlier start, or a free one
  if [ -s "$1" ]; then cat "$1"; else free_port; fi
}

running() { # DATADIR
  [ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null
}

start() {
  [ $# -ge 1 ] || fail "usage: minio.sh start DATADIR [PORT]"
  mkdir -p "$1/disk"
  local data port
  data=$(cd "$1" && pwd)
  if running "$data"; then
    cat "$data/address"
    return 0
  fi
  install
  port=${2:-$(kept_port "$data/port")}
  : >"$data/server.out"
  MINIO_ROOT_USER=${MINIO_ROOT_USER:-minioadmin} MINIO_ROOT_PASSWORD=${MINIO_ROOT_PASSWORD:-minioadmin} \
    MINIO_BROWSER=off MINIO_UPDATE=off MINIO_CALLHOME_ENABLE=off GOMEMLIMIT=256MiB \
    setsid nohup "$server" server --address "127.0.0.1:$port" --quiet "$data/disk" \
    >"$data/server.out" 2>&1 </dev/null &
  echo $! >"$data/pid"
  echo "$port" >"$data/port"
  echo "http://127.0.0.1:$port" >"$data/address"
  await "$data" "$port"
  cat "$data/address"
}

is_ready() { # PORT
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /minio/health/ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
  IFS= read -r -t 5 status <&3 || status=
  exec 3>&-
  [[ $status == *" 200 "* ]]
}

await() { # DATADIR PORT
  for _ in $(seq 600); do
    (is_ready "$2") 2>/dev/null && return 0
    running "$1" || fail "MinIO ended while starting: $(tail -5 "$1/server.out")"
    sleep 0.1
  done
  stop "$1"
  fail "MinIO did not start within 60 s: $(tail -5 "$1/server.out")"
}

stop() {
  [ $# -eq 1 ] || fail "usage: minio.sh stop DATADIR"
  running "$1" || return 0
  local pid
  pid=$(cat "$1/pid")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 100); do
    running "$1" || break
    sleep 0.1
  done
  if running "$1"; then
    kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$1/pid"
}

status() {
  [ $# -eq 1 ] || fail "usage: minio.sh status DATADIR"
  running "$1" || fail "no server runs over $1"
  cat "$1/address"
}

case ${1:-} in
  install | built | start | stop | status) "$@" ;;
  *) fail "usage: minio.sh install | built | start DATADIR [PORT] | stop DATADIR | status DATADIR" ;;
esac
