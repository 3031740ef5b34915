#!/bin/sh
# make_index.sh BINARY_DIR ENGINE INDEX - index the corpus of tools/make_corpus in
# three runs with a deletion behind them, so that new versions, repeats, deleted
# articles and several commits are all there; then hold the counts against those
# that make_corpus worked out.
set -eu
binaries=$1 engine=$2 index=$3
project=$(cd "$(dirname "$0")/../.." && pwd)
corpus=$index.corpus

rm -rf "$index" "$corpus"
"$project/tools/make_corpus" "$corpus" >/dev/null
for part in part-1.jsonl part-2.jsonl.gz part-3.jsonl; do
    "$binaries/indexer/dateline-index" add --index "$index" --engine "$engine" \
        "$corpus/$part"
done
"$binaries/indexer/dateline-index" delete --index "$index" --keys "$corpus/delete.txt"
"$binaries/indexer/dateline-index" check --index "$index"

python3 - "$corpus/counts.json" "$binaries" "$index" <<'PYTHON'
import json, subprocess, sys
counts, binaries, index = sys.argv[1:]
want = json.load(open(counts))["live"]
info = subprocess.run([binaries + "/indexer/dateline-index", "info", "--json",
                       "--index", index], capture_output=True, text=True, check=True)
got = json.loads(info.stdout)["articles"]
if got != want:
    sys.exit(f"{got} articles in the index, make_corpus counts {want}")
if json.loads(info.stdout).get("pieces", 3) < 3:
    sys.exit("fewer than three segments: the laws are meant for more")
PYTHON
