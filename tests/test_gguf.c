/* tests/test_gguf.c - nn_fmt.h [GGUF]: values of every type in both byte orders, headers by table, damage */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include "bin_test.h"
#include "gguf_make.h"

static nn_status parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_buf left = NN_ZERO;
    nn_status s;
    if (a) { o.alloc = *a; d.alloc = left.alloc = *a; }
    o.name = "m.gguf";
    o.left = &left;
    s = nn_gguf_read_memory(&d, p, n, &o, e);
    nn_dict_free(&d);
    nn_buf_free(&left);
    return s;
}
/* the value of that key */
static nn_gguf_value at(const nn_gguf *g, const char *key)
{
    nn_gguf_value v;
    memset(&v, 0, sizeof v);
    CHECK_STR(nn_gguf_meta(g, nn_gguf_find(g, key), &v), key);
    return v;
}
static void check_model(const gguf_make *m, int big, unsigned version)
{
    nn_gguf *g = NULL;
    nn_error e = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_gguf_value v, item, in;
    nn_tensor t = NN_ZERO;
    size_t i;
    o.name = "m.gguf";
    CHECK_OK(nn_gguf_memory(&g, m->b.data, m->b.len, &o, &e), e);
    if (!g) return;
    CHECK_INT(nn_gguf_head(g)->version, version);
    CHECK_INT(nn_gguf_head(g)->big_endian, big);
    CHECK_INT(nn_gguf_head(g)->alignment, 64);
    CHECK_INT(nn_gguf_head(g)->data % 64, 0);
    CHECK_INT(nn_gguf_meta_count(g), 18);
    CHECK(nn_gguf_meta(g, 18, &v) == NULL);
    CHECK(nn_gguf_find(g, "t.u") == SIZE_MAX);
    CHECK_STR(at(g, "general.architecture").text, "llama");
    CHECK_INT(at(g, "general.architecture").n, 5);
    CHECK_INT(at(g, "t.u8").u, 255);
    CHECK_INT(at(g, "t.i8").i, -128);
    CHECK_INT(at(g, "t.u16").u, 65535);
    CHECK_INT(at(g, "t.i16").i, -32768);
    CHECK_INT(at(g, "t.u32").u, 4294967295LL);
    CHECK_INT(at(g, "t.i32").i, -2147483647LL - 1);
    CHECK(at(g, "t.f32").d == (double)1e-5f);
    CHECK_INT(at(g, "t.bool").u, 1);
    CHECK(at(g, "t.u64").u == UINT64_MAX);
    CHECK(at(g, "t.i64").i == INT64_MIN);
    CHECK(at(g, "t.f64").d == 0.1);
    v = at(g, "t.texts");
    CHECK_INT(v.of, NN_GGUF_TEXT);
    CHECK_INT(v.n, 3);
    CHECK(nn_gguf_item(&v, &item) && strcmp(item.text, "a") == 0 && item.n == 1);
    CHECK(nn_gguf_item(&v, &item) && strcmp(item.text, "") == 0 && item.n == 0);
    CHECK(nn_gguf_item(&v, &item) && strcmp(item.text, "\xC3\xA9") == 0 && item.n == 2);
    CHECK(!nn_gguf_item(&v, &item));
    v = at(g, "t.shorts");
    CHECK(nn_gguf_item(&v, &item) && item.i == -1 && nn_gguf_item(&v, &item) && item.i == 300 && !nn_gguf_item(&v, &item));
    v = at(g, "t.none");
    CHECK(v.of == NN_GGUF_F32 && !v.n && !nn_gguf_item(&v, &item));
    v = at(g, "t.nested");
    CHECK(nn_gguf_item(&v, &in) && in.type == NN_GGUF_ARRAY && in.of == NN_GGUF_U8 && in.n == 2);
    CHECK(nn_gguf_item(&in, &item) && item.u == 1 && nn_gguf_item(&in, &item) && item.u == 2 && !nn_gguf_item(&in, &item));
    CHECK(nn_gguf_item(&v, &in) && nn_gguf_item(&in, &item) && strcmp(item.text, "deep") == 0 && !nn_gguf_item(&v, &in));
    v = at(g, "t.flags");
    CHECK(nn_gguf_item(&v, &item) && item.u == 0 && nn_gguf_item(&v, &item) && item.u == 1);
    CHECK_STR(nn_gguf_type_name(NN_GGUF_F64), "f64");

    CHECK_INT(nn_gguf_count(g), 5);
    CHECK(nn_gguf_at(g, 5) == NULL);
    CHECK_STR(nn_gguf_at(g, 4)->type, "Q4_0");
    CHECK(nn_gguf_at(g, 4)->dtype == NN_DTYPE_NONE && nn_gguf_at(g, 4)->bytes == 36);
    CHECK(nn_gguf_at(g, 4)->ndim == 2 && nn_gguf_at(g, 4)->shape[0] == 2 && nn_gguf_at(g, 4)->shape[1] == 32);
    CHECK_OK(nn_gguf_get(g, 0, &t, &e), e);
    CHECK(t.dtype == NN_F32 && t.ndim == 2 && t.shape[0] == 2 && t.shape[1] == 3);
    for (i = 0; t.data && i < 6; i++) CHECK(nn_f32(&t)[i] == (float)i - 2.5f);
    nn_tensor_free(&t);
    CHECK_OK(nn_gguf_get(g, 1, &t, &e), e);
    CHECK(t.dtype == NN_I64 && t.ndim == 1 && nn_i64(&t)[0] == 7 && nn_i64(&t)[1] == -9);
    nn_tensor_free(&t);
    CHECK_OK(nn_gguf_get(g, 2, &t, &e), e);
    CHECK(t.dtype == NN_F16 && nn_tensor_get_f64(&t, 3) == 8.0);
    nn_tensor_free(&t);
    CHECK_OK(nn_gguf_get(g, 3, &t, &e), e);
    CHECK(t.dtype == NN_BF16 && t.ndim == 0 && nn_tensor_get_f64(&t, 0) == 1.5);
    nn_tensor_free(&t);
    CHECK_REFUSED("quantised", nn_gguf_get(g, 4, &t, &e), e, NN_E_UNSUPPORTED, "m.gguf: 'q' is in an unknown format: Q4_0 [2,32], 36 bytes: quantised");
    CHECK_REFUSED("out of range", nn_gguf_get(g, 5, &t, &e), e, NN_E_ARG, "expected a tensor below 5, got 5");
    nn_gguf_close(g);
    nn_gguf_close(NULL);
}
static void both_orders(void)
{
    gguf_make m = NN_ZERO;
    int big;
    unsigned version;
    for (big = 0; big < 2; big++)
        for (version = 2; version < 4; version++) {
            gm_model(&m, big, version);
            check_model(&m, big, version);
        }
    nn_buf_free(&m.b);
}
/* into a dict: strict, with the quantised one left out, left in the file */
static void as_dict(void)
{
    gguf_make m = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_buf left = NN_ZERO, places = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_place p[4];
    const char *path = bin_path("m.gguf");
    gm_model(&m, 1, 3);
    CHECK_OK(nn_file_write(path, m.b.data, m.b.len, NULL, &e), e);
    o.name = "m.gguf";
    CHECK_REFUSED("quantised", nn_gguf_read(&d, path, &o, &e), e, NN_E_UNSUPPORTED, "'q' is in an unknown format: Q4_0");
    CHECK_INT(d.count, 0);
    o.left = &left;
    CHECK_OK(nn_gguf_read(&d, path, &o, &e), e);
    CHECK_INT(d.count, 4);
    CHECK_STR((const char *)left.data, "q: Q4_0 [2,32], 36 bytes: quantised");
    CHECK(nn_dict_get(&d, "a") && nn_f32(nn_dict_get(&d, "a"))[5] == 2.5f);
    nn_dict_free(&d);
    o.places = &places;
    CHECK_OK(nn_gguf_read(&d, path, &o, &e), e);
    CHECK(d.count == 4 && places.len == sizeof p && !d.items[0].value.data);
    if (places.len == sizeof p) {
        memcpy(p, places.data, sizeof p);
        CHECK(p[1].member == NN_NO_MEMBER && p[1].swapped == !nni_big_endian());
        CHECK(m.b.data[p[1].offset + 7] == 7 && p[2].offset == p[1].offset + 64);
    }
    nn_dict_free(&d);
    o.places = NULL;
    {                                                /* of an open one, twice; it stays open */
        nn_gguf *g = NULL;
        left.len = 0;
        CHECK_OK(nn_gguf_open(&g, path, &o, &e), e);
        CHECK_OK(nn_gguf_dict(&d, g, &o, &e), e);
        nn_dict_free(&d);
        CHECK_OK(nn_gguf_dict(&d, g, &o, &e), e);
        CHECK(d.count == 4 && nn_i64(nn_dict_get(&d, "b"))[1] == -9 && nn_gguf_count(g) == 5);
        nn_dict_free(&d);
        nn_gguf_close(g);
    }
    o.limit = 23;                                    /* "a" has 24 bytes */
    CHECK_REFUSED("limit", nn_gguf_read(&d, path, &o, &e), e, NN_E_LIMIT, "expected at most 23 bytes of data, got 24");
    CHECK_REFUSED("no file", nn_gguf_read(&d, bin_path("none"), NULL, &e), e, NN_E_IO, "no such file");
    (void)nn_file_remove(path, NULL, NULL);
    nn_buf_free(&left);
    nn_buf_free(&places);
    nn_buf_free(&m.b);
}
#define REFUSED(what, status, want) CHECK_REFUSED(what, parse(m.b.data, m.b.len, NULL, &e), e, status, want)
#define TAKEN(what) CHECK_MSG(parse(m.b.data, m.b.len, NULL, &e) == NN_OK, "%s: %s", what, e.msg)
static void headers(void)
{
    static const uint64_t d8[9] = { 8, 1, 1, 1, 1, 1, 1, 1, 1 }, wide[2] = { (uint64_t)1 << 33, (uint64_t)1 << 33 };
    static const uint64_t none[2] = { 0, 4 }, half = (uint64_t)1 << 61;
    gguf_make m = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    CHECK_REFUSED("empty", parse("", 0, NULL, &e), e, NN_E_FORMAT, "m.gguf: byte 0: expected 'GGUF' and a version");
    CHECK_REFUSED("magic", parse("GGML\3\0\0\0", 8, NULL, &e), e, NN_E_FORMAT, "byte 0: expected 'GGUF' and a version");
    gm_head(&m, 3, 0, 0); TAKEN("nothing");
    gm_head(&m, 1, 0, 0); REFUSED("version 1", NN_E_UNSUPPORTED, "byte 4: expected version 2 or 3, got 1");
    gm_head(&m, 4, 0, 0); REFUSED("version 4", NN_E_UNSUPPORTED, "byte 4: expected version 2 or 3, got 4");
    gm_head(&m, 0, 0, 0); REFUSED("version 0", NN_E_UNSUPPORTED, "byte 4: expected version 2 or 3, got 0");
    gm_head(&m, 0x30000, 0, 0); REFUSED("version in the middle", NN_E_UNSUPPORTED, "expected version 2 or 3");
    /* counts and lengths beyond the file */
    gm_head(&m, 3, 1, 0); REFUSED("a tensor in no bytes", NN_E_FORMAT, "byte 8: 1 tensors and 0 pairs of metadata declared, 0 bytes present");
    gm_head(&m, 3, UINT64_MAX, 0); REFUSED("tensors", NN_E_FORMAT, "byte 8: 18446744073709551615 tensors");
    gm_head(&m, 3, 0, UINT64_MAX); REFUSED("pairs", NN_E_FORMAT, "18446744073709551615 pairs");
    gm_head(&m, 3, 0, 1); gm_int(&m, UINT64_MAX, 8); gm_pad(&m, 64);
    REFUSED("key", NN_E_FORMAT, "byte 24: key of 18446744073709551615 bytes declared, 32 present");
    gm_head(&m, 3, 0, 1); gm_key(&m, "k", NN_GGUF_TEXT); gm_int(&m, 9, 8); gm_int(&m, 0, 8);
    REFUSED("text", NN_E_FORMAT, "byte 37: text of 9 bytes declared, 8 present");
    gm_head(&m, 3, 0, 1); gm_key(&m, "k", NN_GGUF_ARRAY); gm_array(&m, NN_GGUF_U64, UINT64_MAX / 4); gm_int(&m, 0, 8);
    REFUSED("array", NN_E_FORMAT, "byte 49: 4611686018427387903 values of u64 declared, 8 bytes present");
    gm_head(&m, 3, 0, 1); gm_key(&m, "k", NN_GGUF_ARRAY); gm_array(&m, NN_GGUF_TEXT, 2); gm_text(&m, "x");
    REFUSED("texts", NN_E_FORMAT, "byte 49: 2 values of text declared, 9 bytes present");
    gm_head(&m, 3, 0, 1); gm_key(&m, "k", NN_GGUF_ARRAY); gm_array(&m, NN_GGUF_ARRAY, 1u << 30); gm_array(&m, NN_GGUF_U8, 0);
    REFUSED("arrays", NN_E_FORMAT, "1073741824 arrays declared, 12 bytes present");
    gm_head(&m, 3, 0, 1); gm_key(&m, "kkkk", NN_GGUF_I64); gm_int(&m, 0, 4);
    REFUSED("a short number", NN_E_FORMAT, "byte 40: 1 values of i64 declared, 4 bytes present");
    /* kinds */
    gm_head(&m, 3, 0, 1); gm_key(&m, "k", (nn_gguf_type)13); gm_int(&m, 0, 8);
    REFUSED("kind", NN_E_FORMAT, "byte 33: expected a type of metadata from 0 to 12, got 13");
    gm_head(&m, 3, 0, 1); gm_key(&m, "k", NN_GGUF_ARRAY); gm_array(&m, (nn_gguf_type)99, 0);
    REFUSED("kind of items", NN_E_FORMAT, "byte 37: expected a type of metadata from 0 to 12, got 99");
    gm_head(&m, 3, 0, 1); gm_key(&m, "k", NN_GGUF_BOOL); gm_int(&m, 2, 1);
    REFUSED("bool", NN_E_FORMAT, "byte 37: expected a bool of 0 or 1, got 2");
    for (i = 8; i < 10; i++) {                           /* arrays inside arrays */
        size_t k;
        gm_head(&m, 3, 0, 1);
        gm_key(&m, "k", NN_GGUF_ARRAY);
        for (k = 0; k < i; k++) gm_array(&m, NN_GGUF_ARRAY, 1);
        gm_array(&m, NN_GGUF_U8, 1);
        gm_int(&m, 5, 1);
        if (i == 8) TAKEN("8 levels");
        else REFUSED("9 levels", NN_E_LIMIT, "expected at most 8 arrays inside one another");
    }
    /* names */
    gm_head(&m, 3, 0, 2); gm_key(&m, "k", NN_GGUF_U8); gm_int(&m, 0, 1); gm_key(&m, "k", NN_GGUF_I8); gm_int(&m, 0, 1);
    REFUSED("double key", NN_E_FORMAT, "two keys are called 'k'");
    gm_head(&m, 3, 0, 1); gm_int(&m, 3, 8); (void)nn_buf_put(&m.b, "a\0b", 3, NULL); gm_int(&m, 0, 4); gm_int(&m, 0, 4);
    REFUSED("NUL in a key", NN_E_UNSUPPORTED, "a key holds a NUL character");
    gm_head(&m, 3, 2, 0); gm_tensor(&m, "t", 1, d8, 24, 0); gm_tensor(&m, "t", 1, d8, 24, 32); gm_pad(&m, 32); gm_int(&m, 0, 8); gm_pad(&m, 32); gm_int(&m, 0, 8);
    REFUSED("double tensor", NN_E_FORMAT, "two tensors are called 't'");
    /* alignment */
    for (i = 0; i < 3; i++) {
        gm_head(&m, 3, 0, 1);
        gm_key(&m, "general.alignment", i == 2 ? NN_GGUF_U64 : NN_GGUF_U32);
        gm_int(&m, i == 1 ? 48 : i == 2 ? 32 : 0, i == 2 ? 8 : 4);
        REFUSED("alignment", NN_E_FORMAT, "general.alignment: expected a power of two of type u32, got ");
    }
    gm_head(&m, 3, 0, 1); gm_key(&m, "general.alignment", NN_GGUF_U32); gm_int(&m, 1, 4); TAKEN("alignment 1");
    /* shapes */
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 9, d8, 24, 0); gm_pad(&m, 32); gm_int(&m, 0, 8);
    REFUSED("9 dimensions", NN_E_LIMIT, "'t': expected at most 8 dimensions, got 9");
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 8, d8, 24, 0); gm_pad(&m, 32); gm_int(&m, 0, 8); TAKEN("8 dimensions");
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 2, wide, 0, 0); gm_pad(&m, 32);
    REFUSED("overflow", WIDE(NN_E_FORMAT, NN_E_LIMIT), WIDE("'t': the product of the shape overflows", "'t': a dimension of 8589934592"));
    /* values whose bytes wrap around to 0 */
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 1, &half, 28, 0); gm_pad(&m, 32);
    REFUSED("bytes overflow", WIDE(NN_E_FORMAT, NN_E_LIMIT), WIDE("'t': the size overflows", "'t': a dimension of 2305843009213693952"));
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 1, d8, 2, 0); gm_pad(&m, 32); gm_int(&m, 0, 8);
    REFUSED("part of a block", NN_E_FORMAT, "'t': rows of 8 values do not fill blocks of 32 of Q4_0");
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 2, none, 0, 0); TAKEN("no values, no padding");
    /* places */
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 1, d8, 24, 8); gm_pad(&m, 32); gm_int(&m, 0, 8); gm_int(&m, 0, 8);
    REFUSED("offset", NN_E_FORMAT, "'t': offset 8 (8 bytes of 16) is no multiple of the alignment");
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 1, d8, 24, 32); gm_pad(&m, 32); for (i = 0; i < 5; i++) gm_int(&m, 0, 8);
    REFUSED("gap", NN_E_FORMAT, "'t': offset 32 (8 bytes of 40) leaves a gap before it");
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 1, d8, 27, 0); gm_pad(&m, 32); gm_int(&m, 0, 8);
    REFUSED("cut", NN_E_FORMAT, "'t': offset 0 (64 bytes of 8) and its size lie beyond the end");
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 1, d8, 24, UINT64_MAX - 31); gm_pad(&m, 32); gm_int(&m, 0, 8);
    REFUSED("offset far away", NN_E_FORMAT, "and its size lie beyond the end");
    gm_head(&m, 3, 2, 0); gm_tensor(&m, "t", 1, d8, 24, 0); gm_tensor(&m, "u", 1, d8, 27, 0); gm_pad(&m, 32); for (i = 0; i < 8; i++) gm_int(&m, 0, 8);
    REFUSED("overlap", NN_E_FORMAT, "'u': offset 0 (64 bytes of 64) overlaps the tensor before");
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 1, d8, 24, 0); gm_pad(&m, 32); gm_int(&m, 0, 8); TAKEN("no padding at the end");
    gm_pad(&m, 32); TAKEN("padding at the end");
    gm_int(&m, 0, 1); REFUSED("bytes at the end", NN_E_FORMAT, "bytes follow the last tensor");
    gm_head(&m, 3, 2, 0); gm_tensor(&m, "u", 1, d8, 24, 32); gm_tensor(&m, "t", 1, d8, 24, 0); gm_pad(&m, 32); for (i = 0; i < 5; i++) gm_int(&m, 0, 8);
    TAKEN("listed in another order");
    /* types: one that nobody knows is listed, its bytes are not */
    gm_head(&m, 3, 1, 0); gm_tensor(&m, "t", 1, d8, 4294967295u, 0); gm_pad(&m, 32); for (i = 0; i < 9; i++) gm_int(&m, 0, 8);
    TAKEN("an unknown type");
    {
        nn_dict d = NN_ZERO;
        CHECK_REFUSED("unknown type, strict", nn_gguf_read_memory(&d, m.b.data, m.b.len, NULL, &e), e, NN_E_UNSUPPORTED,
                      "'t' is in an unknown format: type 4294967295 [8]: a type of unknown size");
    }
    nn_buf_free(&m.b);
}
/* every known type: so many bytes, and no fewer */
static void type_sizes(void)
{
    static const struct { uint32_t type; const char *name; uint64_t values, bytes; } t[] = {
        { 0, "F32", 256, 1024 }, { 1, "F16", 256, 512 }, { 2, "Q4_0", 256, 144 }, { 3, "Q4_1", 256, 160 }, { 6, "Q5_0", 256, 176 },
        { 7, "Q5_1", 256, 192 }, { 8, "Q8_0", 256, 272 }, { 10, "Q2_K", 256, 84 }, { 11, "Q3_K", 256, 110 }, { 12, "Q4_K", 256, 144 },
        { 13, "Q5_K", 256, 176 }, { 14, "Q6_K", 256, 210 }, { 15, "Q8_K", 256, 292 }, { 16, "IQ2_XXS", 256, 66 }, { 17, "IQ2_XS", 256, 74 },
        { 18, "IQ3_XXS", 256, 98 }, { 19, "IQ1_S", 256, 50 }, { 20, "IQ4_NL", 256, 144 }, { 21, "IQ3_S", 256, 110 }, { 22, "IQ2_S", 256, 82 },
        { 23, "IQ4_XS", 256, 136 }, { 24, "I8", 256, 256 }, { 25, "I16", 256, 512 }, { 26, "I32", 256, 1024 }, { 27, "I64", 256, 2048 },
        { 28, "F64", 256, 2048 }, { 29, "IQ1_M", 256, 56 }, { 30, "BF16", 256, 512 }, { 34, "TQ1_0", 256, 54 }, { 35, "TQ2_0", 256, 66 },
        { 39, "MXFP4", 256, 136 }, { 40, "NVFP4", 256, 144 }, { 41, "Q1_0", 256, 36 } };
    gguf_make m = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    uint64_t k;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_gguf *g = NULL;
        gm_head(&m, 3, 1, 0);
        gm_tensor(&m, "t", 1, &t[i].values, t[i].type, 0);
        gm_pad(&m, 32);
        for (k = 0; k < t[i].bytes; k++) gm_int(&m, 0, 1);
        CHECK_OK(nn_gguf_memory(&g, m.b.data, m.b.len, NULL, &e), e);
        if (g) {
            CHECK_STR(nn_gguf_at(g, 0)->type, t[i].name);
            CHECK_INT(nn_gguf_at(g, 0)->bytes, t[i].bytes);
            CHECK((nn_gguf_at(g, 0)->dtype != NN_DTYPE_NONE) == (t[i].type < 2 || t[i].type == 30 || (t[i].type >= 24 && t[i].type <= 28)));
        }
        nn_gguf_close(g);
        g = NULL;
        CHECK_MSG(nn_gguf_memory(&g, m.b.data, m.b.len - 1, NULL, &e) == NN_E_FORMAT, "%s: a byte short was read", t[i].name);
        nn_gguf_close(g);
    }
    nn_buf_free(&m.b);
}
/* each call of the system fails once, or from then on; at most 3 bytes come at a time */
static void faults(void)
{
    gguf_make m = NN_ZERO;
    nn_error e = NN_ZERO;
    const char *path = bin_path("m.gguf");
    int sticky, done;
    long k;
    gm_model(&m, 0, 3);
    CHECK_OK(nn_file_write(path, m.b.data, m.b.len, NULL, &e), e);
    for (sticky = 0; sticky < 3; sticky++)
        for (k = 1, done = 0; !done && k < 2000; k++) {
            bin_faults f = NN_ZERO;
            nn_io io = bin_table(&f);
            test_heap h = NN_ZERO;
            nn_file_opts o = NN_ZERO;
            nn_dict d = NN_ZERO;
            nn_buf left = NN_ZERO;
            nn_status s;
            o.io = &io;
            o.alloc = test_heap_hooks(&h);
            o.left = &left;
            f.shorts = sticky == 2;
            f.sticky = sticky == 1;
            f.fail_at = sticky == 2 ? 0 : k;
            s = nn_gguf_read(&d, path, &o, &e);
            done = s == NN_OK && (!f.fail_at || f.calls < k);
            CHECK_MSG(s == NN_OK || s == NN_E_IO, "call %ld: %s", k, e.msg);
            CHECK(s != NN_OK || (d.count == 4 && nn_f32(nn_dict_get(&d, "a"))[0] == -2.5f));
            nn_dict_free(&d);
            nn_buf_free(&left);
            CHECK_INT(h.live, 0);
            CHECK_INT(f.opened, 0);
        }
    (void)nn_file_remove(path, NULL, NULL);
    nn_buf_free(&m.b);
}
static void damage(void)
{
    gguf_make m = NN_ZERO;
    int big;
    for (big = 0; big < 2; big++) {
        gm_model(&m, big, 3);
        (void)bin_damage(parse, m.b.data, m.b.len - 28, 1, 1);   /* without the padding at the end, which may go */
        bin_starve(parse, m.b.data, m.b.len);
    }
    nn_buf_free(&m.b);
}
int main(void)
{
    RUN(both_orders);
    RUN(as_dict);
    RUN(headers);
    RUN(type_sizes);
    RUN(faults);
    RUN(damage);
    CHECK_INT(bin_count(), 0);
    bin_done();
    return test_report();
}
