/* limits.h - every number that bounds what others can make us do, in one place.
 *
 * A limit is an error for whoever crosses it and nothing for anybody else. It is
 * never a silent cut.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    /* text: Xapian refuses terms over 245 bytes; 240 leaves room for a prefix */
    LIMIT_TERM_BYTES = 240,
    /* text: parts of one hyphenated word that still get a joined form */
    LIMIT_JOINED_PARTS = 8,
    /* text: positions left free between title, summary, body and captions */
    LIMIT_SECTION_GAP = 100,
    /* doc: one article's text, all parts together */
    LIMIT_ARTICLE_BYTES = 64 << 20,
    /* doc: a key as the world sees it */
    LIMIT_KEY_BYTES = 200,
    /* indexer: one record of an input file, decompressed */
    LIMIT_RECORD_BYTES = 128 << 20,

    /* entity: the texts of a register together, entities, names of one entity */
    LIMIT_REGISTER_BYTES = 64 << 20,
    LIMIT_REGISTER_ENTITIES = 1 << 20,
    LIMIT_ENTITY_NAMES = 1000,
    /* entity: one name, as it is written; its words */
    LIMIT_NAME_BYTES = 240,
    LIMIT_NAME_WORDS = 32,

    /* query: bytes typed */
    LIMIT_QUERY_BYTES = 32 << 10,
    /* query: nesting of parentheses */
    LIMIT_QUERY_DEPTH = 64,
    /* query: words and operators together */
    LIMIT_QUERY_NODES = 4096,
    /* query: the n of NEAR/n, ADJ/n and ~n; below LIMIT_SECTION_GAP, so that no
     * interval crosses from one section into another */
    LIMIT_DISTANCE = 99,
    /* query: words between the quotes of "..."~n */
    LIMIT_WINDOW_WORDS = 16,
    /* query: forms that a prefix or a one-edit word may stand for */
    LIMIT_EXPANSION = 4096,
    /* query: memory for one request, from parse to reply */
    LIMIT_QUERY_MEMORY = 256 << 20,

    /* views: rows of a timeline, and bytes of sort keys of a concordance */
    LIMIT_TIMELINE_ROWS = 200000,
    LIMIT_VIEW_MEMORY = 1 << 30,

    /* wire: request line and header fields together */
    LIMIT_HTTP_HEADER_BYTES = 64 << 10,
    /* wire: body of a POST */
    LIMIT_HTTP_BODY_BYTES = 1 << 20,
    /* wire: requests read ahead on one connection */
    LIMIT_PIPELINE = 64,
    /* queryd: open connections */
    LIMIT_CONNECTIONS = 1024,
    /* queryd: requests waiting for a worker; the next one gets 503 */
    LIMIT_QUEUE = 256,
    /* queryd: seconds a connection may stay silent, or in the middle of a
     * request */
    LIMIT_IDLE_SECONDS = 300,
    LIMIT_REQUEST_SECONDS = 10,
    /* queryd: one reply */
    LIMIT_REPLY_BYTES = 128 << 20,
    /* queryd: hits in one page */
    LIMIT_PAGE = 1000,
};

#endif
