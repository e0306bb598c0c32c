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

label=MinIO
stop_tenths=100
# shellcheck source=infra/local/server.sh
. "$(dirname "$0")/server.sh"

version=${MINIO_VERSION:-v0.0.0-20260212201848-7aac2a2c5b7c}
home=${FUSION_CACHE:-$HOME/.cache/fusioncommerce}/minio-$version
server="$home/minio"

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
  await "$data" 60 answers "$port" /minio/health/ready
  cat "$data/address"
}

case ${1:-} in
  install | built | start | stop | status) "$@" ;;
  *) fail "usage: minio.sh install | built | start DATADIR [PORT] | stop DATADIR | status DATADIR" ;;
esac
