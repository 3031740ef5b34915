#!/bin/sh
# killed.sh DATELINE_INDEX ENGINE - kill -9 at a dozen moments of a run: each time the last
# generation is whole and the same, and at the end the next run does all of it.
set -eu
program=$1 engine=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

exec 3>&2
fail() {
    echo "killed: $*" >&3
    exit 1
}
info() { # INDEX NAME
    "$program" info --json --index "$1" | sed "s/.*\"$2\":\"\{0,1\}\([0-9a-f]*\).*/\1/"
}
articles() { # FIRST LAST: as JSON lines
    awk -v first="$1" -v last="$2" 'BEGIN {
        for (i = first; i <= last; i++) {
            printf "{\"id\":\"%d\",\"source\":\"s\",\"title\":\"Story %d\",\"body\":\"", i, i
            for (w = 0; w < 40; w++)
                printf "word%d ", (i * 7919 + w * w * 31) % 5000
            print "\"}"
        }
    }'
}

articles 1 300 >"$place/first.jsonl"
articles 200 2500 >"$place/second.jsonl"
"$program" add --index "$place/whole" --engine "$engine" "$place/first.jsonl"
before=$(info "$place/whole" corpus_digest)
cp -r "$place/whole" "$place/first"
cp -r "$place/first" "$place/killed"

start=$(date +%s%3N)
"$program" add --index "$place/whole" "$place/second.jsonl"
took=$(($(date +%s%3N) - start))
after=$(info "$place/whole" corpus_digest)
[ "$before" != "$after" ] || fail "the second run changed nothing"

killed=0 attempt=0
while [ $killed -lt 12 ] && [ $attempt -lt 60 ]; do
    delay=$(awk -v t="$took" -v part=$((attempt % 12)) 'BEGIN { print (t * part / 12 + 3) / 1000 }')
    attempt=$((attempt + 1)) status=0
    "$program" add --index "$place/killed" "$place/second.jsonl" &
    run=$!
    sleep "$delay"
    kill -9 $run || : # done already
    wait $run || status=$?
    "$program" check --index "$place/killed" || fail "damaged after $delay s"
    digest=$(info "$place/killed" corpus_digest)
    if [ "$status" = 137 ]; then
        killed=$((killed + 1))
        [ "$digest" = "$before" ] || [ "$digest" = "$after" ] ||
            fail "neither the old set nor the new one after $delay s"
    else # it was quicker this time: the next ones shall have less
        [ "$digest" = "$after" ] || fail "a run exits $status and is not in the index"
        took=$((took * 4 / 5))
    fi
    [ "$digest" = "$before" ] || { rm -r "$place/killed"; cp -r "$place/first" "$place/killed"; }
done 2>/dev/null # the shell tells of every process that is killed
[ $killed = 12 ] || fail "only $killed of $attempt runs were killed in time"

"$program" add --index "$place/killed" "$place/second.jsonl"
[ "$(info "$place/killed" corpus_digest)" = "$after" ] || fail "the last run is not whole"
"$program" check --index "$place/killed"
[ -z "$(find "$place/killed" -name '*.tmp' -o -name '*.new')" ] || fail "something is left over"
