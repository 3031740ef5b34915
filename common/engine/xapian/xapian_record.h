// xapian_record.h - what is kept beside each article to be read without it: for the
// writer's lookups and statistics, and for matching.
//
// SLOT_RECORD, little-endian: published (u8 precision, u64 seconds), modified (the
// same), u32 version, u32 words, u32 title start, u32 title end, the text digest (16
// bytes), then the primary language.
#ifndef ENGINE_XAPIAN_XAPIAN_RECORD_H
#define ENGINE_XAPIAN_XAPIAN_RECORD_H

#include "engine/xapian/c_headers.h"

#include <string>

namespace dateline
{

struct record {
    struct date published, modified;
    uint32_t version, words;
    uint32_t title_start, title_end;
    char digest[DIGEST_TEXT_SIZE];
    std::string lang;
};

record record_of(const struct article *article,
                 const struct analysis *analysis);
std::string record_encode(const record &record);
// Throws `stopped`; the bytes are not trusted.
record record_decode(const std::string &stored, struct err *err);

} // namespace dateline

#endif
