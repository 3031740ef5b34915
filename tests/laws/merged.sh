#!/bin/sh
# merged.sh BINARY_DIR INDEX MERGED - a copy of an index in one piece, with the same
# articles.
set -eu
binaries=$1 index=$2 merged=$3
rm -rf "$merged"
cp -r "$index" "$merged"
"$binaries/indexer/dateline-index" merge --index "$merged"
"$binaries/indexer/dateline-index" check --index "$merged"

info() { # INDEX NAME
    "$binaries/indexer/dateline-index" info --json --index "$1" |
        sed "s/.*\"$2\":\"\{0,1\}\([0-9a-f]*\).*/\1/"
}
[ "$(info "$merged" pieces)" = 1 ] || { echo "not one piece"; exit 1; }
[ "$(info "$merged" corpus_digest)" = "$(info "$index" corpus_digest)" ] ||
    { echo "other articles"; exit 1; }
