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
static nn_status zlib_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_buf out = NN_ZERO;
    nn_status s;
    if (a) out.alloc = *a;
    s = nn_inflate(&out, p, n, NN_DEFLATE_ZLIB, 0, NULL, e);
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
        { "repeat of nothing", "\x05\x00\x12\x00\x00\x00", 6, NN_E_FORMAT, "code length repeat without a previous length" },
        { "incomplete code lengths", "\x05\x00\x02\x00\x00\x00", 6, NN_E_FORMAT, "code lengths" } };
    static const bin_case zlib[] = {
        { "empty stream", "\x78\x9c\x03\0\0\0\0\x01", 8, NN_OK, "" },
        { "header check", "\x78\x9d", 2, NN_E_FORMAT, "byte 2: not a zlib header" },
        { "method 7", "\x77\x85", 2, NN_E_FORMAT, "byte 2: not a zlib header" },
        { "preset dictionary", "\x78\x20", 2, NN_E_FORMAT, "byte 2: zlib preset dictionaries are not supported" },
        { "checksum", "\x78\x9c\x03\0\0\0\0\x02", 8, NN_E_FORMAT, "byte 8: zlib checksum differs" },
        { "checksum cut", "\x78\x9c\x03\0\0\0\0", 7, NN_E_FORMAT, "byte 7: the compressed data end too early" },
        { "one byte more", "\x78\x9c\x03\0\0\0\0\x01!", 9, NN_E_FORMAT, "byte 8: bytes follow the compressed data" } };
    static const bin_case gzip[] = {
        { "empty stream", "\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", 20, NN_OK, "" },
        { "magic", "\x1f\x8c", 2, NN_E_FORMAT, "byte 2: not a gzip header" },
        { "method 7", "\x1f\x8b\x07", 3, NN_E_FORMAT, "byte 3: not a gzip header" },
        { "reserved flags", "\x1f\x8b\x08\x20", 4, NN_E_FORMAT, "byte 4: reserved gzip flags are set" },
        { "name without end", "\x1f\x8b\x08\x08\0\0\0\0\0\xff" "abc", 13, NN_E_FORMAT, "byte 13: the compressed data end too early" },
        { "extra field cut", "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x09\0" "abc", 15, NN_E_FORMAT, "byte 15: the compressed data end too early" },
        { "header checksum", "\x1f\x8b\x08\x02\0\0\0\0\0\xff\0\0", 12, NN_E_FORMAT, "byte 12: gzip header checksum differs" },
        { "checksum", "\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\x01\0\0\0\0\0\0\0", 20, NN_E_FORMAT, "byte 20: gzip checksum differs" },
        { "length", "\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\x01\0\0\0", 20, NN_E_FORMAT, "byte 20: gzip length differs" } };
    bin_table_test(raw_parse, t, sizeof t / sizeof *t);
    bin_table_test(zlib_parse, zlib, sizeof zlib / sizeof *zlib);
    bin_table_test(gzip_parse, gzip, sizeof gzip / sizeof *gzip);
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
        CHECK_REFUSED("level", nn_deflate(&z, "a", 1, NN_DEFLATE_RAW, 10, &e), e, NN_E_ARG, "nn_deflate: expected a level from 0 to 9, got 10");
    }
}
static uint32_t slow_crc(uint32_t c, const unsigned char *p, size_t n, uint32_t poly)
{
    int k;
    for (c = ~c; n; n--) for (c ^= *p++, k = 0; k < 8; k++) c = c & 1 ? (c >> 1) ^ poly : c >> 1;
    return ~c;
}
/* a block of few tokens goes on over chunks of 256 KiB; what follows it may be anything */
static void blocks_over_chunks(void)
{
    static const size_t sizes[] = { 262143, 262144, 262145, 524288, 524293, 1048576 };
    enum { NOISE = 70000 };
    const size_t room = 1048576 + NOISE;
    unsigned char *data = (unsigned char *)malloc(room);
    size_t i, k, n;
    uint32_t r = 7;
    int level, kind;
    if (!data) return;
    for (k = 0; k < sizeof sizes / sizeof *sizes; k++) for (kind = 0; kind < 4; kind++) for (level = 1; level <= 9; level += kind == 0 ? 1 : 5) {
        nn_buf z = NN_ZERO, out = NN_ZERO;
        nn_error e = NN_ZERO;
        n = sizes[k] + (kind == 0 ? 0 : NOISE);
        memset(data, 0, room);                       /* 0: zeros; 1: noise behind them; 2: before them; 3: in the middle of a chunk, a period of 7 around it */
        if (kind == 3) for (i = 0; i < n; i++) data[i] = (unsigned char)(i % 7);
        for (i = 0; kind && i < NOISE; i++) { r = r * 1664525u + 1013904223u; data[i + (kind == 1 ? sizes[k] : kind == 2 ? 0 : sizes[k] / 2)] = (unsigned char)(r >> 24); }
        CHECK_OK(nn_deflate(&z, data, n, NN_DEFLATE_RAW, level, &e), e);
        CHECK_OK(nn_inflate(&out, z.data, z.len, NN_DEFLATE_RAW, 0, NULL, &e), e);
        CHECK(out.len == n && memcmp(out.data, data, n) == 0);
        if (kind == 0) CHECK_MSG(z.len < 30 + n / 1032, "level %d: %zu zeros take %zu bytes", level, n, z.len);   /* 2 bits for 258 of them: n / 1032 */
        else CHECK_MSG(z.len < NOISE + 200 + n / 500, "level %d, kind %d: %zu bytes take %zu", level, kind, n, z.len);
        nn_buf_free(&z);
        nn_buf_free(&out);
    }
    free(data);
}
static void checksums(void)                            /* by the definition, at every length around the widths of the fast paths */
{
    static unsigned char b[12000];
    uint32_t r = 1;
    size_t i, n;
    for (i = 0; i < sizeof b; i++) { r = r * 1664525u + 1013904223u; b[i] = (unsigned char)(i < 6000 ? r >> 24 : 255); }
    for (n = 0; n < sizeof b - 40; n += n < 400 ? 1 : 367) {
        const unsigned char *p = b + n % 37;
        uint32_t a = 65520, d = 65520;
        r = r * 1664525u + 1013904223u;
        CHECK(nn_crc32(r, p, n) == slow_crc(r, p, n, 0xEDB88320u));
        CHECK(nn_crc32c(r, p, n) == slow_crc(r, p, n, 0x82F63B78u));
        for (i = 0; i < n; i++) { a = (a + p[i]) % 65521; d = (d + a) % 65521; }
        CHECK(nn_adler32(65520u << 16 | 65520u, p, n) == (d << 16 | a));
    }
    CHECK(nn_crc32(0, "123456789", 9) == 0xCBF43926u && nn_crc32c(0, "123456789", 9) == 0xE3069283u && nn_adler32(1, "Wikipedia", 9) == 0x11E60398u);
}
/* Every period from 1 to 40 with every length, many short codes (entries of three literals), long codes, far matches: whole and in pieces of all sizes. */
static unsigned log2_of(unsigned v) { unsigned n = 0; while (v >>= 1) n++; return n; }
static void pieces_agree(void)
{
    static unsigned char data[700000], back[700000];
    uint32_t r = 5;
    int kind;
    for (kind = 0; kind < 4; kind++) {
        nn_buf z = NN_ZERO, out = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_inflater *inf = NULL;
        nn_deflater *def = NULL;
        const unsigned char *in;
        unsigned char *o = back;
        size_t i = 0, in_left, period, n;
        int done = 0, level = kind == 1 ? 1 : 6;
        if (kind == 0) for (period = 1; period <= 40; period++) for (n = 3; n < 300 && i + n + period < sizeof data; n += 1 + n / 9) {
            size_t k;
            for (k = 0; k < period; k++) { r = r * 1664525u + 1013904223u; data[i++] = (unsigned char)(r >> 24); }
            for (k = 0; k < n; k++, i++) data[i] = data[i - period];
        }
        for (; i < sizeof data; i++) {
            r = r * 1664525u + 1013904223u;
            data[i] = (unsigned char)(kind == 1 ? (unsigned)"0123456789.,\n"[(r >> 28) % 13] : kind == 2 ? 200u - log2_of((r >> 8) + 1) * 7 : i > 33000 && r >> 30 ? data[i - 32768 + (r >> 29 & 1) * 100] : r >> 24);
        }
        CHECK_OK(nn_deflate(&z, data, sizeof data, NN_DEFLATE_GZIP, level, &e), e);
        CHECK_OK(nn_inflate(&out, z.data, z.len, NN_DEFLATE_GZIP, 0, NULL, &e), e);
        CHECK(out.len == sizeof data && memcmp(out.data, data, sizeof data) == 0);
        out.len = 0;
        CHECK_OK(nn_deflater_open(&def, NN_DEFLATE_GZIP, level, NULL, &e), e);
        for (i = 0; i < sizeof data; i += n) {          /* the same bytes, however the data came */
            r = r * 1664525u + 1013904223u;
            n = 1 + (r >> 8) % 60000;
            if (n > sizeof data - i) n = sizeof data - i;
            CHECK_OK(nn_deflater_put(def, data + i, n, &out, &e), e);
        }
        CHECK_OK(nn_deflater_end(def, &out, &e), e);
        nn_deflater_close(def);
        CHECK(out.len == z.len && memcmp(out.data, z.data, z.len) == 0);
        CHECK_OK(nn_inflater_open(&inf, NN_DEFLATE_GZIP, NULL, &e), e);
        for (in = z.data, in_left = z.len; !done; ) {
            size_t a, b, a0, b0;
            r = r * 1664525u + 1013904223u;
            a = a0 = (r >> 20) % (r & 256 ? 5000 : 50);
            b = b0 = (r >> 9) % (r & 64 ? 9000 : 40);
            if (a > in_left) a = a0 = in_left;
            if (b > (size_t)(back + sizeof back - o)) b = b0 = (size_t)(back + sizeof back - o);
            if (nn_inflater_run(inf, &in, &a, a0 == in_left, &o, &b, &done, &e) != NN_OK) break;
            in_left -= a0 - a;
        }
        CHECK(done && in_left == 0 && o == back + sizeof back && memcmp(back, data, sizeof data) == 0);
        nn_inflater_close(inf);
        nn_buf_free(&z);
        nn_buf_free(&out);
    }
}
static void plain_path(void)                           /* the same without what the CPU offers beyond the language */
{
    (void)setenv("NN_ISA", "ref", 1);
    nni_isa_reset();
    checksums();
    pieces_agree();
    round_trips();
    (void)unsetenv("NN_ISA");
    nni_isa_reset();
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
    RUN(blocks_over_chunks);
    RUN(checksums);
    RUN(pieces_agree);
    RUN(plain_path);
    RUN(damage_and_starvation);
    RUN(empty_blocks_stay_fast);
    bin_done();
    return test_report();
}
