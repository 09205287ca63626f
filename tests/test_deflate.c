/* tests/test_deflate.c - nn_fmt.h [DEFLATE]: round trips, bad streams by table, damage, bombs, failing allocator */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include "bin_test.h"

static nn_status raw_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_buf out = NN_ZERO;
    nn_status s;
    if (a) out.alloc = *a;
    s = nn_inflate(&out, p, n, NN_DEFLATE_RAW, 0, NULL, e);
    nn_buf_free(&out);
    return s;
}
static nn_status gzip_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_buf out = NN_ZERO;
    nn_status s;
    if (a) out.alloc = *a;
    s = nn_inflate(&out, p, n, NN_DEFLATE_GZIP, 0, NULL, e);
    nn_buf_free(&out);
    return s;
}
static nn_status stream_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_reader *r;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    size_t got;
    unsigned char b[100];
    if (a) o.alloc = *a;
    if (n < 3) return NN_E_FORMAT;                     /* too short to be told from plain text */
    if ((s = nn_reader_memory(&r, p, n, &o, e)) != NN_OK) return s;
    do s = nn_reader_read(r, b, sizeof b, &got, e); while (s == NN_OK && got == sizeof b);
    nn_reader_close(r);
    return s;
}
static void bad_streams(void)
{
    static const bin_case t[] = {
        { "empty", "", 0, NN_E_FORMAT, "byte 0: the compressed data end too early" },
        { "block type 3", "\x07", 1, NN_E_FORMAT, "invalid block type 3" },
        { "stored lengths", "\x01\x05\x00\x05\x00", 5, NN_E_FORMAT, "byte 5: stored block lengths disagree" },
        { "stored, empty", "\x01\x00\x00\xff\xff", 5, NN_OK, "" },
        { "stored, cut", "\x01\x02\x00\xfd\xff" "a", 6, NN_E_FORMAT, "the compressed data end too early" },
        { "fixed, empty", "\x03\x00", 2, NN_OK, "" },
        { "trailing byte", "\x03\x00\x00", 3, NN_E_FORMAT, "byte 2: bytes follow the compressed data" },
        { "distance before the start", "\x4b\x04\x22\x00", 4, NN_E_FORMAT, "distance too far back" },
        { "too many codes", "\xfd\xff\xff", 3, NN_E_FORMAT, "too many length or distance codes" },
        { "incomplete code lengths", "\x05\x00\x02\x00\x00\x00", 6, NN_E_FORMAT, "code lengths" } };
    bin_table_test(raw_parse, t, sizeof t / sizeof *t);
}
static void round_trips(void)
{
    size_t n, i;
    int level, kind;
    uint32_t r = 1;
    static unsigned char data[140000];
    for (level = 0; level <= 9; level++) for (kind = 0; kind < 4; kind++) {
        nn_buf z = NN_ZERO, out = NN_ZERO;
        nn_error e = NN_ZERO;
        n = kind == 3 ? 140000 : (size_t)level * 37 + (size_t)kind * 300;
        for (i = 0; i < n; i++) { r = r * 1664525u + 1013904223u; data[i] = (unsigned char)(kind == 0 ? r >> 24 : kind == 1 ? (r >> 30) : i > 50 && r >> 28 ? data[i - 1 - (r >> 20) % 50] : r >> 24); }
        CHECK_OK(nn_deflate(&z, data, n, NN_DEFLATE_ZLIB, level, &e), e);
        CHECK(z.len <= n + n / 1000 + 64);
        CHECK_OK(nn_inflate(&out, z.data, z.len, NN_DEFLATE_ZLIB, 0, NULL, &e), e);
        CHECK(out.len == n && (n == 0 || memcmp(out.data, data, n) == 0));
        out.len = 0;
        if (n) { CHECK_INT(nn_inflate(&out, z.data, z.len, NN_DEFLATE_ZLIB, n - 1, NULL, &e), n == 1 ? NN_OK : NN_E_LIMIT); }
        nn_buf_free(&z);
        nn_buf_free(&out);
    }
    {
        nn_buf z = NN_ZERO;
        nn_error e = NN_ZERO;
        CHECK_INT(nn_deflate(&z, "a", 1, NN_DEFLATE_RAW, 10, &e), NN_E_ARG);
    }
}
static void damage_and_starvation(void)
{
    nn_buf z = NN_ZERO;
    nn_error e = NN_ZERO;
    char text[3000];
    size_t i;
    for (i = 0; i < sizeof text; i++) text[i] = (char)("abcde fgh\n"[(i * i / 7) % 10]);
    CHECK_OK(nn_deflate(&z, text, sizeof text, NN_DEFLATE_GZIP, 6, &e), e);
    CHECK(bin_damage(gzip_parse, z.data, z.len, 1, 3) < 40);     /* only header bytes without meaning may change */
    (void)bin_damage(stream_parse, z.data, z.len, 7, 5);
    bin_starve(gzip_parse, z.data, z.len);
    bin_starve(stream_parse, z.data, z.len);
    nn_buf_free(&z);
}
static void empty_blocks_stay_fast(void)               /* 1 MiB of the smallest dynamic blocks: each builds its tables again */
{
    nn_buf z = NN_ZERO, one = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < 200000; i++) (void)nn_buf_put(&z, "\x02\x00", 2, NULL);      /* fixed blocks, 10 bits each, run together */
    (void)nn_inflate(&one, z.data, z.len, NN_DEFLATE_RAW, 1 << 20, NULL, &e);
    CHECK(one.len == 0);
    nn_buf_free(&z);
    nn_buf_free(&one);
}
int main(void)
{
    RUN(bad_streams);
    RUN(round_trips);
    RUN(damage_and_starvation);
    RUN(empty_blocks_stay_fast);
    bin_done();
    return test_report();
}
