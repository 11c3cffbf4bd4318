#!/usr/bin/env bash
# run.sh WORKLOAD PARALLELISM [k=v ...]: one warm-up and `runs` (3) measured runs in a Flink MiniCluster, one JSON line a run and one of medians.
# FLINK_HOME: a folder with lib/ (test/flink/install-flink.sh makes one). BENCH_DIR (/tmp/flink-bench): classes, data, output. HEAP: -Xmx (1536m, touched at start so that page faults are not measured).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) home=${FLINK_HOME:?a folder with lib/} heap=${HEAP:-1536m}
export BENCH_DIR=${BENCH_DIR:-/tmp/flink-bench}
mkdir -p "$BENCH_DIR"/{data,out}
version=$(ls "$home"/lib | sed -n 's/^flink-dist-\(.*\)\.jar/\1/p')
classes=$BENCH_DIR/classes-$version cp=$(ls "$home"/lib/*.jar | tr '\n' ':')
if [[ ! -e $classes/Bench.class || -n $(find "$here/src" -newer "$classes/Bench.class" -name '*.java') ]]; then
  mkdir -p "$classes" && javac -nowarn -d "$classes" -cp "$cp" "$here"/src/*.java 2> >(grep -v '^Note:' >&2)
fi
if [[ " $*" != *' file='* && ( $1 = wordcount && ! -e $BENCH_DIR/data/words100.txt || $1 = ndjson && ! -e $BENCH_DIR/data/events100.ndjson ) ]]; then
  node "$here/gen-data.mjs" "$BENCH_DIR/data" 101 >&2
  head -c 100000000 "$BENCH_DIR/data/words.txt" | head -n -1 > "$BENCH_DIR/data/words100.txt"
  head -c 100000000 "$BENCH_DIR/data/events.ndjson" | head -n -1 > "$BENCH_DIR/data/events100.ndjson"
fi
opens=(); for m in lang lang.reflect net io nio util util.concurrent util.concurrent.atomic util.concurrent.locks text time; do opens+=(--add-opens=java.base/java.$m=ALL-UNNAMED); done
opens+=(--add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-exports=java.base/sun.net.util=ALL-UNNAMED)
rm -rf "$BENCH_DIR"/out/ndjson "$BENCH_DIR"/out/ckpt
exec java -Xms$heap -Xmx$heap -XX:+AlwaysPreTouch "${opens[@]}" -Dlog4j.configurationFile="$here/log4j2.properties" -cp "$classes:$cp" Bench "$@" system="flink-$version"
