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
    static const unsigned char want[] = {               /* made by another encoder: wall time 0, one scalar */
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
static void record(nn_buf *b, const void *p, size_t n, uint64_t say)   /* one record, checksums right; it says it has `say` bytes */
{
    unsigned char h[12], c[4];
    nni_put_le64(h, say);
    nni_put_le32(h + 8, nni_crc_masked(h, 8));
    nni_put_le32(c, nni_crc_masked((const unsigned char *)p, n));
    (void)nn_buf_put(b, h, 12, NULL); (void)nn_buf_put(b, p, n, NULL); (void)nn_buf_put(b, c, 4, NULL);
}
/* fields of a summary that are not its values, and a value that is a number, are passed over */
static void other_fields(void)
{
    static const struct { const char *p; size_t n; } t[] = { { "\x2a\4\x12\2ab", 6 }, { "\x2a\2\x08\1", 4 } };
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        b.len = 0;
        record(&b, "\x10\3", 2, 2);
        record(&b, t[i].p, t[i].n, t[i].n);
        CHECK_OK(ev_parse(b.data, b.len, NULL, &e), e);
    }
    nn_buf_free(&b);
}
/* hyper-parameters: those written, as NAME=VALUE of kind (N number, T text, B bool, 0 null, O other) */
static nn_status list_params(void *ctx, const nn_event *ev)
{
    char *to = (char *)ctx, b[NN_NUM_BYTES];
    nn_event_param p = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_status s;
    if (ev->kind == NN_EVENT_HPARAMS) strcat(to, "|");
    while ((s = nn_event_param_next(&p, ev, &e)) == NN_OK && p.name) {
        (void)sprintf(to + strlen(to), "%.*s=%c", (int)p.name_n, p.name, "0NTBO"[p.kind]);
        nn_f64_print(b, p.number);
        if (p.kind == NN_EVENT_PARAM_NUMBER || p.kind == NN_EVENT_PARAM_BOOL) strcat(to, b);
        (void)sprintf(to + strlen(to), "%.*s ", (int)p.text_n, p.text ? p.text : "");
    }
    if (s != NN_OK) strcat(to, e.msg);
    CHECK(p.name == NULL && nn_event_param_next(&p, ev, NULL) == NN_OK && p.name == NULL);
    return NN_OK;
}
static void hparams_read_back(void)
{
    static const struct { const char *p; size_t n; const char *want; } t[] = {   /* 1a session_start_info, 0a an entry, 0a key, 12 value */
        { "", 0, "|" },
        { "\x1a\0", 2, "|" },
        { "\x12\4\x22\2\x0a\0", 6, "|" },                                       /* an experiment has none */
        { "\x1a\2\x0a\0", 4, "|=0 " },                                         /* neither key nor value */
        { "\x1a\5\x0a\3\x0a\1n", 7, "|n=0 " },
        { "\x1a\x09\x0a\7\x0a\1n\x12\2\x08\0", 11, "|n=0 " },
        { "\x1a\x0d\x0a\x0b\x12\6\x1a\4" "adam\x0a\1o", 15, "|o=Tadam " },       /* the value first */
        { "\x1a\x09\x0a\7\x0a\1b\x12\2\x20\1\x08\1\x1a\x09\x0a\7\x0a\1b\x12\2\x20\0", 24, "|b=B1.0 b=B0.0 " },   /* in two pieces */
        { "\x1a\x09\x0a\7\x0a\1l\x12\2\x32\0", 11, "|l=O " },
        { "\x1a\x0b\x0a\x09\x0a\1x\x12\4\x20\1\x32\0", 13, "|x=O " },            /* of one's members the last */
        { "\x1a\x0a\x10\2\x2a\0\x0a\4\x0a\2qq", 12, "|qq=0 " },                  /* other fields between them */
        { "\x1a\x09\x0a\7\x0a\1b\x12\2\x20\1\x1a\5\x0a", 14, "|b=B1.0 damaged hparams" },
        { "\x1a\3\x0a\5\x0a", 5, "|damaged hparams" },
        { "\x1a\5\x0a\3\x12\1\x11", 7, "|damaged hparams" },
        { "\x1a\4\x0a\2\x0a\x80", 6, "|damaged hparams" },
        { "\x0b", 1, "|damaged hparams" } };
    char got[400] = "";
    nn_events *ev = NULL;
    nn_dict d = NN_ZERO;
    nn_tensor x = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    CHECK_OK(nn_tensor_scalar_f64(&x, 1e-4, NULL, &e), e); CHECK_OK(nn_dict_put(&d, "lr", &x, &e), e);
    CHECK_OK(nn_tensor_scalar_text(&x, "h\xC3\xA9", NULL, &e), e); CHECK_OK(nn_dict_put(&d, "note", &x, &e), e);
    CHECK_OK(nn_tensor_raw(&x, NN_BOOL, 0, 0, NULL, NULL, &e), e); *(unsigned char *)x.data = 1; CHECK_OK(nn_dict_put(&d, "amp", &x, &e), e);
    CHECK_OK(nn_events_open(&ev, bin_path("e"), 0.0, NULL, &e), e);
    CHECK_OK(nn_events_hparams(ev, &d, NULL, 0, 0.0, &e), e);
    CHECK_OK(nn_events_scalar(ev, "loss", 0.5, 3, 1.0, &e), e);
    CHECK_OK(nn_events_close(ev, &e), e);
    CHECK_OK(nn_events_read(bin_path("e"), list_params, got, NULL, &e), e);
    CHECK_STR(got, "||lr=N0.0001 note=Th\xC3\xA9 amp=B1.0 |");
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_event one = NN_ZERO;
        unsigned char *bytes = (unsigned char *)malloc(t[i].n + !t[i].n);   /* no byte behind it */
        if (!bytes) break;
        memcpy(bytes, t[i].p, t[i].n);
        one.kind = NN_EVENT_HPARAMS;
        one.bytes = bytes;
        one.bytes_n = t[i].n;
        got[0] = 0;
        CHECK_OK(list_params(got, &one), e);
        if (strcmp(got, t[i].want) != 0) printf("row %zu: ", i);
        CHECK_STR(got, t[i].want);
        free(bytes);
    }
    nn_file_remove(bin_path("e"), NULL, NULL);
    nn_dict_free(&d);
}
static void damaged_records(void)
{
    static const struct { const char *what, *p; size_t n; } t[] = {   /* the protobuf inside: 2a event.summary, 0a its value */
        { "field 0", "\0\0", 2 }, { "wire type 3", "\x0b", 1 }, { "a double cut", "\x09\0\0", 3 }, { "a float cut", "\x0d\0", 2 }, { "a number cut", "\x10\x80", 2 },
        { "a number of 11 bytes", "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 12 }, { "longer than the record", "\x2a\5\x0a", 3 },
        { "longer than the summary", "\x2a\2\x0a\1", 4 }, { "inside a value", "\x2a\3\x0a\1\x0b", 5 }, { "inside an image", "\x2a\5\x0a\3\x22\1\x0b", 7 },
        { "inside a histogram", "\x2a\5\x0a\3\x2a\1\x0b", 7 }, { "limits without counts", "\x2a\7\x0a\5\x2a\3\x32\1\0", 9 }, { "limits of no doubles", "\x2a\x0a\x0a\x08\x2a\6\x32\1\0\x3a\1\0", 12 },
        { "inside a tensor", "\x2a\5\x0a\3\x42\1\x0b", 7 }, { "inside a shape", "\x2a\7\x0a\5\x42\3\x12\1\x0b", 9 }, { "inside a size", "\x2a\x09\x0a\7\x42\5\x12\3\x12\1\x0b", 11 },
        { "inside metadata", "\x2a\5\x0a\3\x4a\1\x0b", 7 }, { "inside plugin data", "\x2a\7\x0a\5\x4a\3\x0a\1\x0b", 9 } };
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_events *ev = NULL;
    nn_dict d = NN_ZERO;
    nn_tensor x = NN_ZERO;
    const float one = 1;
    size_t i;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        b.len = 0;
        record(&b, "\x10\3", 2, 2);
        record(&b, t[i].p, t[i].n, t[i].n);
        CHECK_REFUSED(t[i].what, ev_parse(b.data, b.len, NULL, &e), e, NN_E_FORMAT, "memory: byte 18: damaged event");
    }
    b.data[18] ^= 1;
    CHECK_REFUSED("length", ev_parse(b.data, b.len, NULL, &e), e, NN_E_FORMAT, "memory: byte 18: checksum of a record's length differs");
    CHECK_REFUSED("text", ev_parse("not such a file", 15, NULL, &e), e, NN_E_FORMAT, "memory: byte 0: not an event file");
    b.len = 0;
    record(&b, "\x10\3", 2, (uint64_t)1 << 31);
    CHECK_REFUSED("2 GiB", ev_parse(b.data, b.len, NULL, &e), e, NN_E_LIMIT, "memory: byte 0: a record of more than 1 GiB");
    CHECK_OK(nn_events_open(&ev, bin_path("e"), 0.0, NULL, &e), e);
    CHECK_REFUSED("bins", nn_events_histogram(ev, "h", &one, 1, 65537, 0, 0.0, &e), e, NN_E_ARG, "nn_events_histogram: expected at most 65536 bins, got 65537");
    CHECK_OK(nn_tensor_make1(&x, NN_F32, 2, NULL, &e), e);
    CHECK_OK(nn_dict_put(&d, "lr", &x, &e), e);
    CHECK_REFUSED("hparams", nn_events_hparams(ev, &d, NULL, 0, 0.0, &e), e, NN_E_ARG, "nn_events_hparams: 'lr' is not one value");
    CHECK_OK(nn_events_close(ev, &e), e);
    nn_file_remove(bin_path("e"), NULL, NULL);
    nn_dict_free(&d);
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
/* Paeth's choice (PNG specification, 9.4) where two distances are equal: left before upper left, up before upper left. Lines by hand, because
 * an encoder with the same fault would agree. */
static void paeth_ties(void)
{
    static const unsigned char head[13] = { 0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0 };
    /* line 2: x = 10 above 20 | left 10, up 25, corner 20: |5| = |-5|, left | left 25, up 10, corner 20: up */
    static const unsigned char lines[2][6] = { { 0, 20, 25, 4, 246, 7 }, { 0, 20, 10, 4, 5, 7 } };
    static const unsigned char want[2][4] = { { 20, 25, 10, 17 }, { 20, 10, 25, 17 } };
    int k;
    for (k = 0; k < 2; k++) {
        nn_buf b = NN_ZERO, z = NN_ZERO;
        nn_tensor t = NN_ZERO;
        nn_error e = NN_ZERO;
        CHECK_OK(nn_buf_put(&b, "\x89PNG\r\n\x1a\n", 8, &e), e);
        CHECK_OK(nni_png_chunk(&b, "IHDR", head, 13, &e), e);
        CHECK_OK(nn_deflate(&z, lines[k], 6, NN_DEFLATE_ZLIB, 6, &e), e);
        CHECK_OK(nni_png_chunk(&b, "IDAT", z.data, z.len, &e), e);
        CHECK_OK(nni_png_chunk(&b, "IEND", "", 0, &e), e);
        CHECK_OK(nn_png_decode(&t, b.data, b.len, NULL, &e), e);
        CHECK(nn_tensor_bytes(&t) == 4 && memcmp(t.data, want[k], 4) == 0);
        nn_tensor_free(&t);
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
    static const struct { uint32_t w, h; const char *chunk; nn_status s; const char *msg; } u[] = {   /* an 8-bit grey header, then chunks as "TYPEn " */
        { 0, 1, "", NN_E_FORMAT, "nn_png_decode: byte 8: a width or height of 0 or beyond 2^31" }, { 1, 0, "", NN_E_FORMAT, "byte 8: a width or height of 0" },
        { 1, 0x80000000u, "", NN_E_FORMAT, "byte 8: a width or height of 0 or beyond 2^31" }, { 0x7FFFFFFF, 0x7FFFFFFF, "", NN_E_LIMIT, "byte 8: more pixels than NN_MAX_PNG_PIXELS" },
        { 2, 2, "IEND0 ", NN_E_FORMAT, "byte 45: no image data" }, { 2000, 2000, "IDAT8 IEND0 ", NN_E_FORMAT, "too little image data for its size" },
        { 2, 2, "IDAT8 IEND0 ", NN_E_FORMAT, "not a zlib header" } };
    /* 2^26 x 1, RGBA of 16 bits: a line of 2^32 bits */
    static const unsigned char wraps[13] = { 4, 0, 0, 0, 0, 0, 0, 1, 16, 6, 0, 0, 0 };
    nn_tensor a = NN_ZERO, r = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t shape[3], c, i;
    bin_table_test(png_parse, t, sizeof t / sizeof *t);
    for (i = 0; i < sizeof u / sizeof *u; i++) {
        unsigned char head[13] = { 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0 }, fill[16] = { 0 };
        const char *p;
        nni_put_be32(head, u[i].w);
        nni_put_be32(head + 4, u[i].h);
        b.len = 0;
        CHECK_OK(nn_buf_put(&b, "\x89PNG\r\n\x1a\n", 8, &e), e);
        CHECK_OK(nni_png_chunk(&b, "IHDR", head, 13, &e), e);
        for (p = u[i].chunk; *p; p = strchr(p, ' ') + 1) CHECK_OK(nni_png_chunk(&b, p, fill, (size_t)atoi(p + 4), &e), e);
        CHECK_REFUSED(u[i].msg, png_parse(b.data, b.len, NULL, &e), e, u[i].s, u[i].msg);
    }
    b.len = 0;
    CHECK_OK(nn_buf_put(&b, "\x89PNG\r\n\x1a\n", 8, &e), e);
    CHECK_OK(nni_png_chunk(&b, "IHDR", wraps, 13, &e), e);
    /* one byte: all that 2^32 bits leave in 32 */
    CHECK_OK(nni_png_chunk(&b, "IDAT", "\x78\x9c\x63\x00\x00\x00\x01\x00\x01", 9, &e), e);
    CHECK_OK(nni_png_chunk(&b, "IEND", "", 0, &e), e);
    CHECK_REFUSED("a line that wraps", png_parse(b.data, b.len, NULL, &e), e, NN_E_FORMAT,
        "too little image data for its size");
    b.len = 0;
    CHECK_OK(nn_file_write(bin_path("x.png"), "GIF89a", 6, NULL, &e), e);
    CHECK_REFUSED("its file is named", nn_png_read(&a, bin_path("x.png"), NULL, &e), e, NN_E_FORMAT, "x.png: byte 0: not a PNG image");
    CHECK(strstr(e.msg, "nn_png") == NULL);
    nn_file_remove(bin_path("x.png"), NULL, NULL);
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
    CHECK_REFUSED("f32", nn_png_encode(&b, &a, 6, &e), e, NN_E_ARG, "nn_png_encode: expected u8 [H,W] or [H,W,1..4], got f32 with 2 dimensions");
    nn_tensor_free(&a);
    CHECK_OK(nn_tensor_make2(&a, NN_U8, 0, 2, NULL, &e), e);
    CHECK_REFUSED("empty", nn_png_encode(&b, &a, 6, &e), e, NN_E_ARG, "nn_png_encode: an image needs at least one pixel");
    a.shape[0] = a.shape[1] = (size_t)1 << 20;           /* refused before a byte is read */
    CHECK_REFUSED("huge", nn_png_encode(&b, &a, 6, &e), e, NN_E_LIMIT, "nn_png_encode: expected at most 268435456 pixels, got 1048576 x 1048576");
    a.shape[0] = a.shape[1] = 0;
    nn_tensor_free(&a);
    nn_buf_free(&b);
}
int main(void)
{
    RUN(known_bytes);
    RUN(other_fields);
    RUN(hparams_read_back);
    RUN(damaged_records);
    RUN(images); RUN(paeth_ties);
    RUN(image_insides);
    bin_done();
    return test_report();
}
