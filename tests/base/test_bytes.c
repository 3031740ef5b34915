#include "base/bytes.h"
#include "check.h"

/* Each row is one thing the format document says about varints. */
TEST(varint_decodes_or_refuses)
{
    static const struct {
        const char *what;
        uint8_t bytes[6];
        size_t len;
        uint32_t want;
        bool bad;
    } rows[] = {
        {"zero", {0x00}, 1, 0, false},
        {"one byte, greatest", {0x7f}, 1, 127, false},
        {"two bytes, least", {0x80, 0x01}, 2, 128, false},
        {"greatest", {0xff, 0xff, 0xff, 0xff, 0x0f}, 5, UINT32_MAX, false},
        {"nothing there", {0}, 0, 0, true},
        {"cut off", {0x80}, 1, 0, true},
        {"33rd bit set", {0xff, 0xff, 0xff, 0xff, 0x1f}, 5, 0, true},
        {"sixth byte", {0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, 6, 0, true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes_in in =
            bytes_in((struct slice){rows[i].bytes, rows[i].len});
        uint32_t got = get_varint(&in);
        CHECK_MSG(got == rows[i].want && in.bad == rows[i].bad,
                  "%s: got %u, bad %d", rows[i].what, got, in.bad);
    }
}

TEST(varint_round_trips_at_every_width)
{
    for (int bit = 0; bit < 32; bit++) {
        for (int delta = -1; delta <= 1; delta++) {
            uint32_t v = (UINT32_C(1) << bit) + (uint32_t)delta;
            struct bytes_out out = {0};
            put_varint(&out, v);
            struct bytes_in in = bytes_in((struct slice){out.data, out.len});
            CHECK_EQ(get_varint(&in), v);
            CHECK(!in.bad && in.at == in.end);
            bytes_out_release(&out);
        }
    }
}

TEST(a_short_read_stays_bad)
{
    struct bytes_in in = bytes_in((struct slice){(const uint8_t *)"abc", 3});
    CHECK_EQ(get_u32(&in), 0);
    CHECK(in.bad);
    CHECK_EQ(get_varint(&in), 0);
}

TEST(varint64_round_trips_and_refuses_what_does_not_fit)
{
    for (int shift = 0; shift < 64; shift++)
        for (int d = -1; d <= 1; d++) {
            uint64_t v = (UINT64_C(1) << shift) + (uint64_t)(int64_t)d;
            struct bytes_out out = {0};
            put_varint64(&out, v);
            struct bytes_in in = bytes_in((struct slice){out.data, out.len});
            CHECK(get_varint64(&in) == v && !in.bad && in.at == in.end);
            in = bytes_in((struct slice){out.data, out.len - 1});
            CHECK(get_varint64(&in) == 0 && in.bad);
            bytes_out_release(&out);
        }
    struct bytes_out most = {0};
    put_varint64(&most, UINT64_MAX);
    CHECK_EQ(most.len, 10);
    most.data[9] = 2;
    struct bytes_in in = bytes_in((struct slice){most.data, most.len});
    CHECK(get_varint64(&in) == 0 && in.bad);
    bytes_out_release(&most);
}

TEST(loads_read_what_was_put_at_any_address)
{
    struct bytes_out out = {0};
    put_u8(&out, 0xff);
    put_u16(&out, 0x0102);
    put_u32(&out, 0x03040506);
    put_u64(&out, UINT64_C(0x0708090a0b0c0d0e));
    CHECK_EQ(load_u16(out.data + 1), 0x0102);
    CHECK_EQ(load_u32(out.data + 3), 0x03040506);
    CHECK(load_u64(out.data + 7) == UINT64_C(0x0708090a0b0c0d0e));
    CHECK_EQ(out.len, 15);
    CHECK_EQ(out.data[1], 2); /* little end first */
    bytes_out_release(&out);
}

RUN(T(varint_decodes_or_refuses), T(varint_round_trips_at_every_width),
    T(varint64_round_trips_and_refuses_what_does_not_fit),
    T(loads_read_what_was_put_at_any_address), T(a_short_read_stays_bad))
