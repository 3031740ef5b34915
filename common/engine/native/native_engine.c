#include "engine/native/shared/native_engine.h"

#include "engine/native/read/native_entities.h"
#include "engine/native/write/native_writer.h"

const struct engine native_engine = {
    .name = "native",
    .writer_open = native_writer_open,
    .writer_lookup = native_writer_lookup,
    .writer_put = native_writer_put,
    .writer_delete = native_writer_delete,
    .writer_purge = native_writer_purge,
    .writer_reannotate = native_writer_reannotate,
    .writer_merge = native_writer_merge,
    .writer_commit = native_writer_commit,
    .writer_close = native_writer_close,
    .check = native_check,
    .snapshot_open = native_snapshot_open,
    .snapshot_close = native_snapshot_close,
    .searcher_open = native_searcher_open,
    .searcher_close = native_searcher_close,
    .lexicon = native_lexicon_of,
    .search = native_search,
    .visit = native_visit,
    .article = native_article,
    .info = native_info,
    .published = native_published,
    .entities_of = native_entities_of,
    .mentions_of = native_mentions_of,
    .find = native_find,
    .versions = native_versions,
    .keys = native_keys,
    .describe = native_describe,
    .registers = native_registers,
    .finds_stems = true,
};
