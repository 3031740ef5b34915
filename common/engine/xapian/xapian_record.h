// xapian_record.h - what is kept beside each article to be read without it: for the
// writer's lookups and statistics, and for matching.
//
// SLOT_RECORD, little-endian: published (u8 precision, u64 seconds), modified (the
// same), u32 version, u32 words, u64 generation, for each part u32 start and u32 end
// of its positions, the text digest (16 bytes), then language and source, each a
// varint length and the bytes.
#ifndef ENGINE_XAPIAN_XAPIAN_RECORD_H
#define ENGINE_XAPIAN_XAPIAN_RECORD_H

#include "engine/xapian/c_headers.h"

#include <string>

namespace dateline
{

struct record {
    struct date published, modified;
    uint32_t version, words;
    uint64_t generation; // that puts it in
    struct part_range part[PART_COUNT];
    char digest[DIGEST_TEXT_SIZE];
    std::string lang, source; // as the article says
};

record record_of(const struct article *article, const struct analysis *analysis,
                 uint64_t generation);
// What stems and forms go by.
std::string primary_lang(const record &record);
std::string record_encode(const record &record);
// Throws `stopped`; the bytes are not trusted.
record record_decode(const std::string &stored, struct err *err);

} // namespace dateline

#endif
