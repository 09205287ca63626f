/* tests/test_events.c - nn_fmt.h [EVENTS] [PNG]: known bytes, torn tails, damage, failing allocator, bad images by table */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include "bin_test.h"

static nn_status png_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s = nn_png_decode(&t, p, n, a, e);
    nn_tensor_free(&t);
    return s;
}
static nn_status count_each(void *ctx, const nn_event *ev) { (void)ev; ++*(int *)ctx; return NN_OK; }
static nn_status ev_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_reader *r;
    nn_file_opts o = NN_ZERO;
    int seen = 0;
    nn_status s;
    if (a) o.alloc = *a;
    if ((s = nn_reader_memory(&r, p, n, &o, e)) != NN_OK) return s;
    s = nn_events_read_from(r, count_each, &seen, NULL, e);
    nn_reader_close(r);
    return s;
}
static void known_bytes(void)
{
    static const unsigned char want[] = {               /* made by another encoder: FORMATS.md section 8 */
        0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a, 0x0d, 'b', 'r', 'a', 'i', 'n', '.', 'E', 'v', 'e', 'n', 't', ':', '2', 0xee, 0xdf, 0x28, 0xa3,
        0x1a, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x9b, 0xd8, 0x2d, 9, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 3, 0x2a, 0x0d, 0x0a, 0x0b, 0x0a, 4, 'l', 'o', 's', 's', 0x15, 0, 0, 0, 0x3f, 0x7f, 0xb8, 0x43, 0x77 };
    nn_events *ev;
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    size_t i;
    CHECK_OK(nn_events_open(&ev, bin_path("e"), 0.0, NULL, &e), e);
    CHECK_OK(nn_events_scalar(ev, "loss", 0.5, 3, 1.0, &e), e);
    CHECK_OK(nn_events_close(ev, &e), e);
    CHECK_OK(nn_file_read(&b, bin_path("e"), NULL, &e), e);
    CHECK(b.len == sizeof want && memcmp(b.data, want, sizeof want) == 0);
    for (i = 0; i <= b.len; i++) {                      /* killed anywhere: opened again, the whole records are kept */
        int seen = 0;
        CHECK_OK(nn_file_write(bin_path("e"), b.data, i, NULL, &e), e);
        CHECK_OK(nn_events_open(&ev, bin_path("e"), 0.0, NULL, &e), e);
        CHECK_OK(nn_events_scalar(ev, "more", 1.5, 4, 2.0, &e), e);
        CHECK_OK(nn_events_close(ev, &e), e);
        CHECK_OK(nn_events_read(bin_path("e"), count_each, &seen, NULL, &e), e);
        CHECK_INT(seen, i < sizeof want ? 2 : 3);
    }
    b.data[60] ^= 1;
    CHECK_INT(ev_parse(b.data, b.len, NULL, &e), NN_E_FORMAT);
    CHECK(strstr(e.msg, "byte 40: checksum of a record differs") != NULL && e.offset == 40);
    nn_file_remove(bin_path("e"), NULL, NULL);
    b.data[60] ^= 1;
    for (i = 0; i < b.len * 8; i++) {                   /* every bit is under a checksum */
        b.data[i / 8] ^= (unsigned char)(1 << (i % 8));
        CHECK(ev_parse(b.data, b.len, NULL, &e) != NN_OK);
        b.data[i / 8] ^= (unsigned char)(1 << (i % 8));
    }
    bin_starve(ev_parse, b.data, b.len);
    nn_buf_free(&b);
}
/* Images built chunk by chunk, with right checksums: what is wrong is inside. "depth color" is the header (2 x 2 pixels); x: chunks before
 * the data as "TYPEn " (n bytes); lines: the unpacked data. */
static void image_insides(void)
{
    static const struct { int depth, color, interlace; const char *before; const char *lines; size_t lines_n; const char *after; nn_status s; const char *msg; } t[] = {
        { 8, 0, 0, "", "\0ab\1cd", 6, "", NN_OK, "" },
        { 1, 3, 0, "PLTE6 ", "\0\x40\0\x80", 4, "", NN_OK, "" },
        { 8, 2, 0, "tRNS6 ", "\0abcdef\2abcdef", 14, "", NN_OK, "" },
        { 3, 0, 0, "", "\0ab\1cd", 6, "", NN_E_FORMAT, "byte 8: no such colour type, depth" },
        { 4, 2, 0, "", "\0ab\1cd", 6, "", NN_E_FORMAT, "byte 8: no such colour type, depth" },
        { 8, 5, 0, "", "\0ab\1cd", 6, "", NN_E_FORMAT, "byte 8: no such colour type, depth" },
        { 8, 0, 1, "", "\0ab\1cd", 6, "", NN_E_UNSUPPORTED, "byte 8: interlaced images are not supported" },
        { 8, 0, 0, "IHDR13 ", "\0ab\1cd", 6, "", NN_E_FORMAT, "byte 33: IHDR twice, or of the wrong length" },
        { 8, 0, 0, "PLTE3 ", "\0ab\1cd", 6, "", NN_E_FORMAT, "byte 33: palette out of place" },
        { 8, 3, 0, "PLTE4 ", "\0ab\1cd", 6, "", NN_E_FORMAT, "byte 33: palette out of place" },
        { 8, 3, 0, "", "\0ab\1cd", 6, "", NN_E_FORMAT, "no palette" },
        { 8, 3, 0, "tRNS1 ", "\0ab\1cd", 6, "", NN_E_FORMAT, "byte 33: transparency out of place" },
        { 8, 4, 0, "tRNS2 ", "\0abcd\1abcd", 10, "", NN_E_FORMAT, "byte 33: transparency out of place" },
        { 8, 3, 0, "PLTE3 ", "\0\0\0\0\0\1", 6, "", NN_E_FORMAT, "pixel 1,1 uses colour 1 of a palette of 1" },
        { 8, 0, 0, "ABCD0 ", "\0ab\1cd", 6, "", NN_E_UNSUPPORTED, "byte 33: an unknown critical chunk" },
        { 8, 0, 0, "abCD0 ", "\0ab\1cd", 6, "", NN_OK, "" },
        { 8, 0, 0, "", "\0ab\5cd", 6, "", NN_E_FORMAT, "line 1 has filter 5, expected 0 to 4" },
        { 8, 0, 0, "", "\0ab\1c", 5, "", NN_E_FORMAT, "too little image data for its size" },
        { 8, 0, 0, "", "\0ab\1cde", 7, "", NN_E_LIMIT, "expected at most 6 bytes" },
        { 8, 0, 0, "", "\0ab\1cd", 6, "abCD0 IDAT0 ", NN_E_FORMAT, "image data in two places" },
        { 8, 0, 0, "", "\0ab\1cd", 6, "IEND1 ", NN_E_FORMAT, "IEND is not empty" },
        { 8, 0, 0, "", "\0ab\1cd", 6, "IEND0 ", NN_E_FORMAT, "bytes follow the image" } };
    size_t i;
    int half;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_buf b = NN_ZERO, z = NN_ZERO;
        nn_error e = NN_ZERO;
        unsigned char head[13] = { 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0 }, fill[16] = { 0 };
        head[8] = (unsigned char)t[i].depth;
        head[9] = (unsigned char)t[i].color;
        head[12] = (unsigned char)t[i].interlace;
        CHECK_OK(nn_deflate(&z, t[i].lines, t[i].lines_n, NN_DEFLATE_ZLIB, 6, &e), e);
        CHECK_OK(nn_buf_put(&b, "\x89PNG\r\n\x1a\n", 8, &e), e);
        CHECK_OK(nni_png_chunk(&b, "IHDR", head, 13, &e), e);
        for (half = 0; half < 2; half++) {
            const char *p = half ? t[i].after : t[i].before;
            for (; *p; p = strchr(p, ' ') + 1) CHECK_OK(nni_png_chunk(&b, p, fill, (size_t)atoi(p + 4), &e), e);
            if (!half) CHECK_OK(nni_png_chunk(&b, "IDAT", z.data, z.len, &e), e);
        }
        CHECK_OK(nni_png_chunk(&b, "IEND", "", 0, &e), e);
        CHECK_REFUSED(t[i].msg, png_parse(b.data, b.len, NULL, &e), e, t[i].s, t[i].msg);
        if (t[i].s == NN_OK) bin_starve(png_parse, b.data, b.len);
        nn_buf_free(&b);
        nn_buf_free(&z);
    }
}
static void images(void)
{
    static const bin_case t[] = {
        { "empty", "", 0, NN_E_FORMAT, "byte 0: not a PNG image" },
        { "magic alone", "\x89PNG\r\n\x1a\n", 8, NN_E_FORMAT, "byte 8: cut short" },
        { "long chunk", "\x89PNG\r\n\x1a\n\x7f\xff\xff\xffIHDR\0\0\0\0", 20, NN_E_FORMAT, "a chunk longer than the file" },
        { "bad sum", "\x89PNG\r\n\x1a\n\0\0\0\0IEND\0\0\0\0", 20, NN_E_FORMAT, "checksum of a chunk differs" },
        { "no header", "\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", 20, NN_E_FORMAT, "the first chunk is not IHDR" } };
    nn_tensor a = NN_ZERO, r = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t shape[3], c, i;
    bin_table_test(png_parse, t, sizeof t / sizeof *t);
    for (c = 1; c <= 4; c++) {
        shape[0] = 9; shape[1] = 13; shape[2] = c;
        CHECK_OK(nn_tensor_make(&a, NN_U8, 3, shape, NULL, &e), e);
        for (i = 0; i < 117 * c; i++) nn_u8(&a)[i] = (uint8_t)(i * i / 5);
        b.len = 0;
        CHECK_OK(nn_png_encode(&b, &a, 6, &e), e);
        CHECK_OK(nn_png_decode(&r, b.data, b.len, NULL, &e), e);
        CHECK(r.shape[2] == c && memcmp(a.data, r.data, 117 * c) == 0);
        nn_tensor_free(&r);
        nn_tensor_free(&a);
    }
    CHECK_INT(bin_damage(png_parse, b.data, b.len, 1, 1), 0);   /* every bit is under a checksum or fixed */
    bin_starve(png_parse, b.data, b.len);
    CHECK_OK(nn_tensor_make2(&a, NN_F32, 2, 2, NULL, &e), e);
    CHECK_INT(nn_png_encode(&b, &a, 6, &e), NN_E_ARG);
    nn_tensor_free(&a);
    nn_buf_free(&b);
}
int main(void)
{
    RUN(known_bytes);
    RUN(images);
    RUN(image_insides);
    bin_done();
    return test_report();
}
