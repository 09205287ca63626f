/* tests/gguf_make.h - GGUF files piece by piece, in either byte order, for test_gguf.c, test_hostile.c and
 * fuzz/seeds.c. Include after nn_fmt.h. */
#ifndef NN_GGUF_MAKE_H
#define NN_GGUF_MAKE_H

typedef struct gguf_make { nn_buf b; int big; } gguf_make;
/* the low n bytes of v */
static void gm_int(gguf_make *m, uint64_t v, size_t n)
{
    unsigned char p[8];
    size_t i;
    for (i = 0; i < n; i++) p[m->big ? n - 1 - i : i] = (unsigned char)(v >> (8 * i));
    (void)nn_buf_put(&m->b, p, n, NULL);
}
static void gm_f32(gguf_make *m, float v) { uint32_t u; memcpy(&u, &v, 4); gm_int(m, u, 4); }
static void gm_f64(gguf_make *m, double v) { uint64_t u; memcpy(&u, &v, 8); gm_int(m, u, 8); }
static void gm_text(gguf_make *m, const char *s)
{
    gm_int(m, strlen(s), 8);
    (void)nn_buf_text(&m->b, s, NULL);
}
static void gm_head(gguf_make *m, uint32_t version, uint64_t tensors, uint64_t pairs)
{
    m->b.len = 0;
    (void)nn_buf_text(&m->b, "GGUF", NULL);
    gm_int(m, version, 4);
    gm_int(m, tensors, 8);
    gm_int(m, pairs, 8);
}
/* a key and the type of its value, which follows */
static void gm_key(gguf_make *m, const char *key, nn_gguf_type type) { gm_text(m, key); gm_int(m, (uint64_t)type, 4); }
static void gm_array(gguf_make *m, nn_gguf_type of, uint64_t n) { gm_int(m, (uint64_t)of, 4); gm_int(m, n, 8); }
/* dims: the file's order, the fastest first */
static void gm_tensor(gguf_make *m, const char *name, size_t ndim, const uint64_t *dims, uint32_t type, uint64_t offset)
{
    size_t i;
    gm_text(m, name);
    gm_int(m, ndim, 4);
    for (i = 0; i < ndim; i++) gm_int(m, dims[i], 8);
    gm_int(m, type, 4);
    gm_int(m, offset, 8);
}
static void gm_pad(gguf_make *m, size_t to) { while (m->b.len % to) (void)nn_buf_put(&m->b, "", 1, NULL); }
/* every type of metadata, an array in an array, and five tensors: f32 [2,3], i64 [2], f16 [1,4], bf16 of no
 * dimension, Q4_0 [2,32] */
static void gm_model(gguf_make *m, int big, uint32_t version)
{
    static const uint64_t d23[2] = { 3, 2 }, d2[1] = { 2 }, d14[2] = { 4, 1 }, d232[2] = { 32, 2 };
    size_t i;
    m->big = big;
    gm_head(m, version, 5, 18);
    gm_key(m, "general.architecture", NN_GGUF_TEXT); gm_text(m, "llama");
    gm_key(m, "general.alignment", NN_GGUF_U32); gm_int(m, 64, 4);
    gm_key(m, "t.u8", NN_GGUF_U8); gm_int(m, 255, 1);
    gm_key(m, "t.i8", NN_GGUF_I8); gm_int(m, 0x80, 1);
    gm_key(m, "t.u16", NN_GGUF_U16); gm_int(m, 65535, 2);
    gm_key(m, "t.i16", NN_GGUF_I16); gm_int(m, 0x8000, 2);
    gm_key(m, "t.u32", NN_GGUF_U32); gm_int(m, 0xFFFFFFFFu, 4);
    gm_key(m, "t.i32", NN_GGUF_I32); gm_int(m, 0x80000000u, 4);
    gm_key(m, "t.f32", NN_GGUF_F32); gm_f32(m, 1e-5f);
    gm_key(m, "t.bool", NN_GGUF_BOOL); gm_int(m, 1, 1);
    gm_key(m, "t.u64", NN_GGUF_U64); gm_int(m, UINT64_MAX, 8);
    gm_key(m, "t.i64", NN_GGUF_I64); gm_int(m, (uint64_t)1 << 63, 8);
    gm_key(m, "t.f64", NN_GGUF_F64); gm_f64(m, 0.1);
    gm_key(m, "t.texts", NN_GGUF_ARRAY); gm_array(m, NN_GGUF_TEXT, 3); gm_text(m, "a"); gm_text(m, ""); gm_text(m, "\xC3\xA9");
    gm_key(m, "t.shorts", NN_GGUF_ARRAY); gm_array(m, NN_GGUF_I16, 2); gm_int(m, 0xFFFF, 2); gm_int(m, 300, 2);
    gm_key(m, "t.none", NN_GGUF_ARRAY); gm_array(m, NN_GGUF_F32, 0);
    gm_key(m, "t.nested", NN_GGUF_ARRAY); gm_array(m, NN_GGUF_ARRAY, 2);
    gm_array(m, NN_GGUF_U8, 2); gm_int(m, 1, 1); gm_int(m, 2, 1);
    gm_array(m, NN_GGUF_TEXT, 1); gm_text(m, "deep");
    gm_key(m, "t.flags", NN_GGUF_ARRAY); gm_array(m, NN_GGUF_BOOL, 2); gm_int(m, 0, 1); gm_int(m, 1, 1);
    gm_tensor(m, "a", 2, d23, 0, 0);
    gm_tensor(m, "b", 1, d2, 27, 64);
    gm_tensor(m, "c", 2, d14, 1, 128);
    gm_tensor(m, "d", 0, NULL, 30, 192);
    gm_tensor(m, "q", 2, d232, 2, 256);
    gm_pad(m, 64);
    for (i = 0; i < 6; i++) gm_f32(m, (float)i - 2.5f);
    gm_pad(m, 64);
    gm_int(m, 7, 8);
    gm_int(m, (uint64_t)-9, 8);
    gm_pad(m, 64);
    for (i = 0; i < 4; i++) gm_int(m, 0x3C00 + 0x400 * i, 2);    /* 1 2 4 8 */
    gm_pad(m, 64);
    gm_int(m, 0x3FC0, 2);                                        /* 1.5 */
    gm_pad(m, 64);
    for (i = 0; i < 36; i++) gm_int(m, i, 1);
    gm_pad(m, 64);
}
#endif
