/* The rules of keys and versions: each row of the table is one sentence of
 * docs/decisions/030-keys-and-versions.md, and the model below runs whole sets. */
#include "check.h"

#include "indexer/upsert.h"

static struct upsert_stamp stamp(uint32_t version, const char *modified)
{
    struct upsert_stamp s = {.version = version};
    if (*modified)
        CHECK_EQ(date_parse(slice_of(modified), &s.modified, NULL), 0);
    return s;
}

TEST(stamps_are_compared_as_documented)
{
    static const struct {
        const char *what;
        uint32_t version_a;
        const char *modified_a;
        uint32_t version_b;
        const char *modified_b;
        enum stamp_order want;
    } rows[] = {
        {"nothing given", 0, "", 0, "", STAMP_UNKNOWN},
        {"greater version", 3, "", 2, "", STAMP_NEWER},
        {"equal versions", 2, "", 2, "", STAMP_UNKNOWN},
        {"version before time", 3, "2022-01-01", 2, "2023-01-01", STAMP_NEWER},
        {"equal versions, later time", 2, "2022-01-02", 2, "2022-01-01",
         STAMP_NEWER},
        {"a version on one side only", 2, "2022-01-02", 0, "2022-01-01",
         STAMP_UNKNOWN},
        {"later second", 0, "2022-01-01T10:00:01Z", 0, "2022-01-01T10:00:00Z",
         STAMP_NEWER},
        {"same second", 0, "2022-01-01T10:00:00Z", 0, "2022-01-01T10:00:00Z",
         STAMP_UNKNOWN},
        {"next day", 0, "2022-01-02", 0, "2022-01-01", STAMP_NEWER},
        {"a day is its first instant", 0, "2022-01-01T10:00:00Z", 0,
         "2022-01-01", STAMP_NEWER},
        {"and no more", 0, "2022-01-01T00:00:00Z", 0, "2022-01-01",
         STAMP_UNKNOWN},
        {"a time on one side only", 0, "2022-01-01", 0, "", STAMP_UNKNOWN},
        {"year against year", 0, "2023", 0, "2022", STAMP_NEWER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct upsert_stamp a = stamp(rows[i].version_a, rows[i].modified_a);
        struct upsert_stamp b = stamp(rows[i].version_b, rows[i].modified_b);
        enum stamp_order back =
            rows[i].want == STAMP_NEWER ? STAMP_OLDER : STAMP_UNKNOWN;
        CHECK_MSG(stamp_compare(a, b) == rows[i].want, "%s", rows[i].what);
        CHECK_MSG(stamp_compare(b, a) == back, "%s, swapped", rows[i].what);
    }
}

TEST(each_rule_decides_as_documented)
{
    /* One letter a slot: s same text, and for another text the stamp against the
     * incoming one: n we are newer, o we are older, u unknown; capitals: seen. */
    static const struct {
        const char *slots;
        enum upsert_kind want;
        size_t slot;
    } rows[] = {
        {"", UPSERT_NEW, 0},
        /* one slot, of an earlier run */
        {"s", UPSERT_SAME, 0},
        {"n", UPSERT_NEW_VERSION, 0},
        {"o", UPSERT_OLDER, 0},
        {"u", UPSERT_NEW_VERSION, 0},
        /* one slot that this run has spoken of */
        {"S", UPSERT_SAME, 0},
        {"N", UPSERT_NEW_VERSION, 0},
        {"O", UPSERT_OLDER, 0},
        {"U", UPSERT_CONFLICT, 1},
        /* the same text anywhere wins */
        {"ns", UPSERT_SAME, 1},
        {"os", UPSERT_SAME, 1},
        {"us", UPSERT_SAME, 1},
        {"UUs", UPSERT_SAME, 2},
        /* then being late anywhere */
        {"no", UPSERT_OLDER, 1},
        {"uo", UPSERT_OLDER, 1},
        {"Uo", UPSERT_OLDER, 1},
        {"oN", UPSERT_OLDER, 0},
        /* then being newer: the first such slot */
        {"un", UPSERT_NEW_VERSION, 1},
        {"UN", UPSERT_NEW_VERSION, 1},
        {"nn", UPSERT_NEW_VERSION, 0},
        /* then the first slot that this run has not spoken of */
        {"uU", UPSERT_NEW_VERSION, 0},
        {"Uu", UPSERT_NEW_VERSION, 1},
        {"uu", UPSERT_NEW_VERSION, 0},
        {"UU", UPSERT_CONFLICT, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct upsert_slot slots[4] = {{0}};
        size_t count = strlen(rows[i].slots);
        for (size_t k = 0; k < count; k++) {
            char c = rows[i].slots[k];
            slots[k].seen = c < 'a';
            switch (c | 0x20) {
            case 's':
                slots[k].same_text = true;
                break;
            case 'n':
                slots[k].stamp = stamp(4, "");
                break;
            case 'o':
                slots[k].stamp = stamp(6, "");
                break;
            default:
                break;
            }
        }
        struct upsert_choice got = upsert_decide(slots, count, stamp(5, ""));
        CHECK_MSG(got.kind == rows[i].want && got.slot == rows[i].slot,
                  "\"%s\" gives kind %d, slot %zu", rows[i].slots, got.kind,
                  got.slot);
    }
}

TEST(a_key_with_too_many_texts_is_refused)
{
    struct upsert_slot slots[UPSERT_SLOTS_MAX] = {{0}};
    for (size_t i = 0; i < UPSERT_SLOTS_MAX; i++)
        slots[i].seen = true;
    CHECK_EQ(upsert_decide(slots, UPSERT_SLOTS_MAX - 1, stamp(0, "")).kind,
             UPSERT_CONFLICT);
    CHECK_EQ(upsert_decide(slots, UPSERT_SLOTS_MAX, stamp(0, "")).kind,
             UPSERT_FULL);
}

/* --- whole sets: one key, texts 'A'.., stamps from a small range --- */

enum { SET_MAX = 7, STORE_MAX = 2 * SET_MAX };

struct delivery {
    char text;
    struct upsert_stamp stamp;
};

struct store {
    struct delivery slot[STORE_MAX];
    size_t count;
};

/* One run, as indexer/versions.c does it; returns how many puts it took. */
static unsigned run_set(struct store *store, const struct delivery *set,
                        size_t n)
{
    unsigned puts = 0;
    struct upsert_stamp seen_stamp[STORE_MAX];
    bool seen[STORE_MAX] = {false};

    for (size_t i = 0; i < n; i++) {
        struct upsert_slot view[STORE_MAX];
        for (size_t k = 0; k < store->count; k++)
            view[k] = (struct upsert_slot){
                .same_text = store->slot[k].text == set[i].text,
                .seen = seen[k],
                .stamp = seen[k] ? seen_stamp[k] : store->slot[k].stamp};
        struct upsert_choice c =
            upsert_decide(view, store->count, set[i].stamp);
        struct upsert_stamp now = set[i].stamp;
        switch (c.kind) {
        case UPSERT_NEW:
        case UPSERT_CONFLICT:
            store->count++;
            /* fall through */
        case UPSERT_NEW_VERSION:
            store->slot[c.slot] = set[i];
            puts++;
            break;
        default:
            if (c.kind == UPSERT_OLDER ||
                stamp_compare(set[i].stamp, view[c.slot].stamp) != STAMP_NEWER)
                now = view[c.slot].stamp;
            break;
        }
        seen[c.slot] = true;
        seen_stamp[c.slot] = now;
    }
    return puts;
}

/* What a source gives: bit 0 versions, bit 1 times. MIXED: one of them, with some of
 * its articles only, and no text twice. */
enum { SHAPES = 7, MIXED = 4 };

static void random_set(uint64_t *rng, unsigned shape, struct delivery *set,
                       size_t *n)
{
    *n = 1 + rng_below(rng, SET_MAX);
    for (size_t i = 0; i < *n; i++) {
        set[i] = (struct delivery){.text = (char)('A' + rng_below(rng, 4))};
        if (shape & MIXED)
            set[i].text = (char)('A' + i);
        if (shape & 1 && (!(shape & MIXED) || rng_below(rng, 3)))
            set[i].stamp.version = 1 + rng_below(rng, 3);
        if (shape & 2 && (!(shape & MIXED) || rng_below(rng, 3))) {
            char text[40];
            if (rng_below(rng, 3))
                snprintf(text, sizeof text, "2022-01-0%uT1%u:00:00Z",
                         1 + rng_below(rng, 2), rng_below(rng, 3));
            else
                snprintf(text, sizeof text, "2022-01-0%u",
                         1 + rng_below(rng, 2));
            CHECK_EQ(date_parse(slice_of(text), &set[i].stamp.modified, NULL),
                     0);
        }
    }
}

/* After up to two other runs; a source that stamps only some of its articles,
 * beginning with an empty index. */
TEST(running_any_set_twice_equals_running_it_once)
{
    for (unsigned shape = 0; shape < SHAPES; shape++) {
        uint64_t rng = 1987 + shape;
        for (unsigned round = 0; round < 50000; round++) {
            struct store store = {0};
            struct delivery set[SET_MAX];
            size_t n;
            unsigned earlier = shape & MIXED ? 0 : rng_below(&rng, 3);
            for (; earlier; earlier--) {
                random_set(&rng, shape, set, &n);
                run_set(&store, set, n);
            }
            random_set(&rng, shape, set, &n);
            run_set(&store, set, n);
            unsigned puts = run_set(&store, set, n);
            if (puts)
                for (size_t i = 0; i < n; i++)
                    print_error("%c v%u m%lld/%d\n", set[i].text,
                                set[i].stamp.version,
                                (long long)set[i].stamp.modified.seconds,
                                set[i].stamp.modified.precision);
            CHECK_MSG(puts == 0, "shape %u round %u: %u puts in the second run",
                      shape, round, puts);
        }
    }
}

/* And without stamps nothing is ever lost within a run. */
TEST(every_text_of_a_run_without_stamps_is_kept)
{
    uint64_t rng = 7;
    for (unsigned round = 0; round < 20000; round++) {
        struct store store = {0};
        struct delivery set[SET_MAX];
        size_t n;
        random_set(&rng, 0, set, &n);
        run_set(&store, set, n);
        random_set(&rng, 0, set, &n);
        run_set(&store, set, n);
        for (size_t i = 0; i < n; i++) {
            bool there = false;
            for (size_t k = 0; k < store.count; k++)
                there |= store.slot[k].text == set[i].text;
            CHECK_MSG(there, "round %u: text %c is lost", round, set[i].text);
        }
    }
}

RUN(T(stamps_are_compared_as_documented), T(each_rule_decides_as_documented),
    T(a_key_with_too_many_texts_is_refused),
    T(running_any_set_twice_equals_running_it_once),
    T(every_text_of_a_run_without_stamps_is_kept))
