// xapian_engine.cc - the Xapian library behind engine.h: the table of functions.
//
// Three rules hold in this folder, the only C++ of the project:
//
//   1. No Xapian type leaves it; engine.h stays plain C.
//   2. No exception leaves it (xapian_guard.h).
//   3. No Xapian object is used by two threads: a searcher owns its Database.
//
// Text analysis is ours, above the engine: Xapian's stemmers and parser stay unused.
// docs/decisions/020 says why each generation has a directory.
#include "engine/xapian/xapian_reader.h"
#include "engine/xapian/xapian_writer.h"

namespace dateline
{

static int purge(struct writer *, struct slice, bool *,
                 struct err *err) noexcept
{
    return err_set(err, ERR_UNSUPPORTED,
                   "the engine 'xapian' cannot purge: an article that is "
                   "deleted is in no answer, but its text stays in the files; "
                   "make the index with --engine native");
}

static int reannotate(struct writer *, uint64_t *, struct err *err) noexcept
{
    return err_set(err, ERR_UNSUPPORTED,
                   "the engine 'xapian' keeps mentions with the articles: find "
                   "them anew with dateline-index rebuild");
}

static int merge(struct writer *, struct err *err) noexcept
{
    return err_set(err, ERR_UNSUPPORTED,
                   "nothing to merge: each generation is one piece");
}

static int versions(struct searcher *, struct slice, struct arena *,
                    struct version_list *, struct err *err) noexcept
{
    return err_set(err, ERR_UNSUPPORTED,
                   "the engine 'xapian' keeps no old versions");
}

static int keys(struct searcher *, key_visit, void *, struct err *err) noexcept
{
    return err_set(err, ERR_UNSUPPORTED,
                   "the engine 'xapian' keeps no old versions");
}

static int describe(struct snapshot *, struct composition *,
                    struct err *err) noexcept
{
    return err_set(err, ERR_UNSUPPORTED,
                   "the engine 'xapian' does not tell what it is made of");
}

} // namespace dateline

extern "C" const struct engine xapian_engine = {
    "xapian",
    dateline::writer_open,
    dateline::writer_lookup,
    dateline::writer_put,
    dateline::writer_delete,
    dateline::purge,
    dateline::reannotate,
    dateline::merge,
    dateline::writer_commit,
    dateline::writer_close,
    dateline::check,
    dateline::snapshot_open,
    dateline::snapshot_close,
    dateline::searcher_open,
    dateline::searcher_close,
    dateline::lexicon_of,
    dateline::search,
    dateline::visit,
    dateline::article,
    dateline::info,
    dateline::published,
    dateline::entities_of,
    dateline::mentions_of,
    dateline::find,
    dateline::versions,
    dateline::keys,
    dateline::describe,
    nullptr, // registers: it keeps none but that of the generation
    false,
};
