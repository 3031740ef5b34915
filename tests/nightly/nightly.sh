#!/bin/sh
# nightly.sh CMAKE BINARY_DIR SOURCE_DIR ENGINE - docs/nightly.md, done: install, then run
# the line of the example crontab under an empty environment: silent, silent, and with
# one bad file one line and exit 1, with nothing else lost. The same for the unit. For
# the default engine the lines are as they are; for another one they say --engine.
set -eu
cmake=$1 build=$2 source=$3 engine=$4
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

fail() {
    echo "nightly: $*" >&2
    for stream in out err; do
        [ ! -s "$place/$stream" ] || sed "s/^/    $stream: /" "$place/$stream" >&2
    done
    exit 1
}

"$cmake" --install "$build" --prefix "$place/usr/local" >"$place/out" 2>"$place/err" ||
    fail "cmake --install fails"
for file in share/man/man1/dateline-index.1 share/man/man8/dateline-queryd.8 \
    lib/systemd/system/dateline-index.timer lib/systemd/system/dateline-queryd.service; do
    [ -f "$place/usr/local/$file" ] || fail "$file is not installed"
done
crontab=$place/usr/local/share/doc/dateline/examples/crontab
unit=$place/usr/local/lib/systemd/system/dateline-index.service

# What cron would run, with our folders in place of the example's.
ours() {
    sed "s|/var/lib/dateline|$place/var|g; s|/srv/deliveries|$place/deliveries|g
        s|/usr/local|$place/usr/local|g"
}
with_engine() {
    if [ "$engine" = native ]; then cat; else sed "s| add | add --engine $engine |"; fi
}
cron_line() { # the command of the line that holds $1
    sed -n "/^[0-9].*$1/ { s/^\([^ ]* *\)\{5\}//; s/\\\\%/%/g; p; }" "$crontab" | ours
}
cron_path=$(sed -n 's/^PATH=//p' "$crontab" | ours)
add=$(cron_line ' add ' | with_engine)
check=$(cron_line ' check ')
# systemd's way to write $ and %; the quotes are the same as the shell's.
unit_line=$(sed -n 's/^ExecStart=//; t found; d; : found; s/\$\$/$/g; s/%%/%/g; p' "$unit" | ours | with_engine)
[ -n "$add" ] && [ -n "$check" ] && [ -n "$unit_line" ] || fail "no command line found"

run() { # STATUS LINES COMMAND: cron's environment, its exit status, lines on stderr
    status=0
    env -i LANG=C PATH="$cron_path" sh -c "$3" >"$place/out" 2>"$place/err" || status=$?
    [ "$status" = "$1" ] || fail "exit $status, not $1: $3"
    [ ! -s "$place/out" ] || fail "it speaks: $3"
    [ "$(wc -l <"$place/err")" = "$2" ] || fail "not $2 lines on stderr: $3"
}
info() { # a number or a word of `info --json`
    env -i LANG=C PATH="$cron_path" dateline-index info --json --index "$place/var/index" |
        sed "s/.*\"$1\":\"\{0,1\}\([0-9a-z]*\).*/\1/"
}
same() { [ "$1" = "$2" ] || fail "$3: $1, not $2"; }

# Yesterday's folder; should midnight pass while this runs, its name is today's.
day=$place/deliveries/$(date -d yesterday +%F)
mkdir -p "$day" "$place/var"
ln -s "$day" "$place/deliveries/$(date +%F)"
cp -r "$source/corpus/jsonl" "$source/corpus/plain" "$day"

run 0 0 "$add"
same "$(info engine)" "$engine" "engine"
same "$(info generation)" 1 "generation after the first night"
articles=$(info articles)
[ "$articles" -gt 50 ] || fail "only $articles articles in the index"

run 0 0 "$add"
same "$(info generation)" 1 "generation after the same again"
run 0 0 "$unit_line"
same "$(info generation)" 1 "generation after the unit's run"

# A bad file, and beside it a new article and a new version: both go in.
printf '{"id":"n1","source":"nightly","title":"First","body":"As it was."}\n' >"$day/a.jsonl"
run 0 0 "$add"
same "$(info articles)" $((articles + 1)) "articles after the second night"
printf '{"id":"n1","source":"nightly","title":"First","body":"As it is now."}\n' >"$day/a.jsonl"
printf '{"id":"n2","source":"nightly","title":"Second","body":"New."}\n' >"$day/z.jsonl"
printf '{"id":"n3","source":"nightly",\n' >"$day/bad.jsonl"
run 1 1 "$add"
grep -q "^dateline-index: 1 of [0-9]* records rejected; the first: $day/bad.jsonl: " \
    "$place/err" || fail "the line does not name the bad file"
same "$(info generation)" 3 "generation after the bad file"
same "$(info articles)" $((articles + 2)) "articles after the bad file"
same "$(wc -l <"$place/var/rejects.jsonl")" 1 "lines of rejects.jsonl"
grep -q '"file":".*bad.jsonl","record":1,' "$place/var/rejects.jsonl" ||
    fail "rejects.jsonl does not name the record"

# The same bad file again: the same line, and no generation.
run 1 1 "$add"
same "$(info generation)" 3 "generation after the bad file again"
rm "$day/bad.jsonl"
run 0 0 "$add"
same "$(wc -l <"$place/var/rejects.jsonl")" 0 "lines of rejects.jsonl when all is well"
run 0 0 "$check"

# No room (a limit on file sizes stands in for a full disk): exit 4, nothing changed,
# and the next run does it.
printf '{"id":"n4","source":"nightly","title":"Fourth","body":"Late."}\n' >"$day/y.jsonl"
generation=$(info generation)
run 4 1 "ulimit -f 1; $add"
same "$(info generation)" "$generation" "generation after a full disk"
run 0 0 "$check"
run 0 0 "$add"
same "$(info articles)" $((articles + 3)) "articles after there was room again"

# No delivery: one line, exit 2.
mv "$day" "$place/elsewhere"
run 2 1 "$add"
