#!/usr/bin/env bash
# Apache Kafka for tests and for development: one node, KRaft (no ZooKeeper), on 127.0.0.1.
# The jars come from Maven Central and are kept; needs a JDK >= 17 and Maven, no container engine.
#
#   kafka.sh install               fetch the jars, once
#   kafka.sh start DATADIR [PORT]  start a broker over DATADIR, wait until it serves, print its address
#   kafka.sh stop DATADIR          stop the broker that `start` started over DATADIR
#   kafka.sh status DATADIR        print the address of a running broker, or fail
#
# `start` takes free ports unless PORT is given; a second start over the same folder keeps the ports
# and the data, and is a no-op while the broker runs. Environment: FUSION_CACHE (where the jars are
# kept, default ~/.cache/fusioncommerce), KAFKA_VERSION, KAFKA_HEAP, KAFKA_PARTITIONS,
# KAFKA_AUTO_CREATE (false: topics are not made by being written to).
set -euo pipefail

label=Kafka
stop_tenths=300
# shellcheck source=infra/local/server.sh
. "$(dirname "$0")/server.sh"

version=${KAFKA_VERSION:-4.4.0}
home=${FUSION_CACHE:-$HOME/.cache/fusioncommerce}/kafka-$version
classpath="$home/conf:$home/lib/*"
small_jvm=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1)

need() {
  command -v "$1" >/dev/null || fail "$1 is not installed; it is needed to $2"
}

install() {
  [ -e "$home/.complete" ] && return 0
  need java "run Kafka (JDK 17 or newer)"
  need mvn "fetch Kafka from Maven Central"
  mkdir -p "$home/conf"
  (
    flock 9 # two test runs may install at the same time
    [ -e "$home/.complete" ] && exit 0
    write_pom
    write_logging
    echo "kafka.sh: fetching Kafka $version from Maven Central" >&2
    mvn -q -B -f "$home/pom.xml" dependency:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$home/lib" >&2 || exit 1
    touch "$home/.complete"
  ) 9>"$home/.lock" || fail "Maven could not fetch Kafka $version; see its messages above"
}

write_pom() {
  cat >"$home/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>fusioncommerce</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.1</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.25.1</version>
    </dependency>
  </dependencies>
</project>
XML
}

write_logging() {
  cat >"$home/conf/log4j2.properties" <<'PROPERTIES'
status = error
appender.out.type = Console
appender.out.name = Out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = Out
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
PROPERTIES
}

write_settings() { # DATADIR PORT CONTROLLER_PORT
  cat >"$1/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://127.0.0.1:$2
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$1/log
log.segment.bytes=67108864
log.cleaner.dedupe.buffer.size=8388608
num.partitions=${KAFKA_PARTITIONS:-3}
num.network.threads=1
num.io.threads=2
background.threads=2
auto.create.topics.enable=${KAFKA_AUTO_CREATE:-true}
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=2
group.initial.rebalance.delay.ms=0
PROPERTIES
}

format() { # DATADIR
  [ -e "$1/log/meta.properties" ] && return 0
  local cluster
  cluster=$(head -c16 /dev/urandom | base64 | tr '+/' 'Aa' | cut -c1-22) # no dash: it may not begin with one
  java -Xmx128m "${small_jvm[@]}" -cp "$classpath" kafka.tools.StorageTool format \
    -t "$cluster" -c "$1/server.properties" >"$1/format.out" 2>&1 ||
    fail "could not format $1: $(tail -3 "$1/format.out")"
}

start() {
  [ $# -ge 1 ] || fail "usage: kafka.sh start DATADIR [PORT]"
  mkdir -p "$1"
  local data port controller
  data=$(cd "$1" && pwd)
  if running "$data"; then
    cat "$data/address"
    return 0
  fi
  install
  port=${2:-$(kept_port "$data/port")}
  controller=$(kept_port "$data/controller")
  write_settings "$data" "$port" "$controller"
  format "$data"
  : >"$data/server.out"
  setsid nohup java -Xms64m "-Xmx${KAFKA_HEAP:-256m}" "${small_jvm[@]}" -XX:MaxMetaspaceSize=96m \
    -XX:ReservedCodeCacheSize=48m -Xss512k -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
    -cp "$classpath" kafka.Kafka "$data/server.properties" >"$data/server.out" 2>&1 </dev/null &
  echo $! >"$data/pid"
  echo "$port" >"$data/port"
  echo "$controller" >"$data/controller"
  echo "127.0.0.1:$port" >"$data/address"
  await "$data" 60 grep -q 'Kafka Server started' "$data/server.out"
  cat "$data/address"
}

case ${1:-} in
  install | start | stop | status) "$@" ;;
  *) fail "usage: kafka.sh install | start DATADIR [PORT] | stop DATADIR | status DATADIR" ;;
esac
