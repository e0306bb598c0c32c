#!/usr/bin/env bash
# LiveKit for tests and for development: an SFU for live video, one node, on 127.0.0.1.
# Built from its source by the Go module proxy and kept; needs Go, no container engine.
#
#   livekit.sh install               build the server, once (some minutes)
#   livekit.sh start DATADIR [PORT]  start a server over DATADIR, wait until it serves, print its address
#   livekit.sh stop DATADIR          stop the server that `start` started over DATADIR
#   livekit.sh status DATADIR        print the address of a running server, or fail
#
# `start` takes free ports unless PORT is given; a second start over the same folder keeps the ports,
# and is a no-op while the server runs. Environment: FUSION_CACHE (where the server is kept, default
# ~/.cache/fusioncommerce), LIVEKIT_VERSION, LIVEKIT_API_KEY and LIVEKIT_API_SECRET (default devkey and
# a secret that is no secret; the server refuses one of less than 32 characters).
set -euo pipefail

label=LiveKit
stop_tenths=100
# shellcheck source=infra/local/server.sh
. "$(dirname "$0")/server.sh"

version=${LIVEKIT_VERSION:-v1.13.5}
home=${FUSION_CACHE:-$HOME/.cache/fusioncommerce}/livekit-$version
server="$home/livekit-server"
module=github.com/livekit/livekit-server

find_go() { # prints the Go command, which may be installed without being on the PATH
  command -v go || { [ -x /usr/local/go/bin/go ] && echo /usr/local/go/bin/go; }
}

install() {
  [ -x "$server" ] && return 0
  local go
  go=$(find_go) || fail "Go is not installed; it is needed to build LiveKit (https://go.dev/dl/, or apt-get install golang-go)"
  mkdir -p "$home/build"
  (
    flock 9 # two test runs may install at the same time
    [ -x "$server" ] && exit 0
    echo "livekit.sh: building LiveKit $version with $("$go" env GOVERSION)" >&2
    write_module "$go" || exit 1
    # beside its place, then renamed: a build that was cut off is never taken for a server
    cd "$home/build"
    GOFLAGS="-mod=mod -p=${LIVEKIT_BUILD_JOBS:-2}" GOTOOLCHAIN=auto CGO_ENABLED=0 nice -n 10 \
      "$go" build -trimpath -ldflags '-s -w' -o livekit-server "$module/cmd/server" >&2 || exit 1
    mv livekit-server "$server"
  ) 9>"$home/.lock" || fail "Go could not build LiveKit $version; see its messages above"
}

# `go install MODULE@VERSION` refuses a module that replaces others, as LiveKit does: a module of our
# own requires it and repeats what it replaces.
write_module() { # GO
  local theirs
  theirs=$(cd / && GOFLAGS='' "$1" mod download -json "$module@$version" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
  [ -s "$theirs" ] || return 1
  {
    echo 'module livekit.build/server'
    grep -E '^go ' "$theirs"
    echo "require $module $version"
    grep -E '^replace .*=> [^.]' "$theirs" || true
  } >"$home/build/go.mod"
  printf '//go:build tools\n\npackage tools\n\nimport _ "%s/cmd/server"\n' "$module" >"$home/build/tools.go"
}

write_settings() { # DATADIR PORT
  cat >"$1/livekit.yaml" <<YAML
port: $2
bind_addresses: ["127.0.0.1"]
keys:
  ${LIVEKIT_API_KEY:-devkey}: ${LIVEKIT_API_SECRET:-not-a-secret-not-a-secret-not-a-secret}
logging: {level: info}
rtc:
  tcp_port: $(kept_port "$1/tcp_port")
  udp_port: $(kept_port "$1/udp_port")
  use_external_ip: false
  enable_loopback_candidate: true
  stun_servers: []
  interfaces: {includes: [lo]}
  ips: {includes: [127.0.0.1/32]}
YAML
}

start() {
  [ $# -ge 1 ] || fail "usage: livekit.sh start DATADIR [PORT]"
  mkdir -p "$1"
  local data port
  data=$(cd "$1" && pwd)
  if running "$data"; then
    cat "$data/address"
    return 0
  fi
  install
  port=${2:-$(kept_port "$data/port")}
  write_settings "$data" "$port"
  : >"$data/server.out"
  setsid nohup "$server" --config "$data/livekit.yaml" --node-ip 127.0.0.1 \
    >"$data/server.out" 2>&1 </dev/null &
  echo $! >"$data/pid"
  echo "$port" >"$data/port"
  echo "http://127.0.0.1:$port" >"$data/address"
  await "$data" 30 answers "$port" /
  cat "$data/address"
}

case ${1:-} in
  install | start | stop | status) "$@" ;;
  *) fail "usage: livekit.sh install | start DATADIR [PORT] | stop DATADIR | status DATADIR" ;;
esac
