/* tests/test_hostile.c - every reader on damaged files, without a fuzzer: small valid files of each format are cut at every byte, have
 * bits flipped, bytes inserted, deleted and chunks doubled. No crash, no leak, at most 64 MiB for one input
 * (fuzz/targets.h). The same targets run under libFuzzer: make fuzz. */
#define NN_IMPLEMENTATION
#define NN_ARENA_EXACT 1
#include "../nn_fmt.h"
#include "nn_test.h"
#include "fuzz/targets.h"
#include "gguf_make.h"

static const fuzz_target *target(const char *name)
{
    size_t i;
    for (i = 0; i < sizeof fuzz_targets / sizeof fuzz_targets[0]; i++) if (strcmp(fuzz_targets[i].name, name) == 0) return fuzz_targets + i;
    return NULL;
}
/* An exact-size copy, so that a read beyond the end is seen by the sanitizers. */
static void run_copy(const fuzz_target *t, const uint8_t *p, size_t n)
{
    uint8_t *q = (uint8_t *)malloc(n ? n : 1);
    if (!q) return;
    if (n) memcpy(q, p, n);
    fuzz_run(t, q, n);
    free(q);
}
/* at most about `budget` inputs of each kind */
static void damage(const char *name, const void *data, size_t n, size_t budget)
{
    const fuzz_target *t = target(name);
    const uint8_t *p = (const uint8_t *)data;
    uint8_t *q = (uint8_t *)malloc(2 * n + 64);
    size_t i, step = n / budget + 1;
    uint64_t s = 88172645463325252u;
    CHECK(t != NULL && q != NULL);
    if (!t || !q) { free(q); return; }
    run_copy(t, p, n);
    for (i = 0; i < n; i += step) run_copy(t, p, i);
    for (i = 0; i < n; i += step) {
        memcpy(q, p, n);
        s ^= s << 13; s ^= s >> 7; s ^= s << 17;
        q[i] ^= (uint8_t)(1u << (s & 7)); run_copy(t, q, n);
        q[i] = (uint8_t)(s >> 8); run_copy(t, q, n);
        if (i + 4 <= n) { memset(q + i, 0xff, 4); run_copy(t, q, n); }
        memcpy(q, p, i); memcpy(q + i, p + i + 1, n - i - 1); run_copy(t, q, n - 1);                                     /* deleted */
        memcpy(q, p, i); q[i] = (uint8_t)(s >> 16); memcpy(q + i + 1, p + i, n - i); run_copy(t, q, n + 1);              /* inserted */
        if (i + 16 <= n) { memcpy(q, p, i + 16); memcpy(q + i + 16, p + i, n - i); run_copy(t, q, n + 16); }             /* doubled */
    }
    free(q);
}
static void text_formats(void)
{
    static const char csv[] = "a,b,\"c d\",a,\n1,0.5,\"x\"\"y\",True,18446744073709551615\r\n-2,,\"l1\nl2\",False,7\n\n3,1e-5,NA,True,nan\n";
    static const char json[] = "{\"a\":[1,-2.5e3,\"x\\u00e9\\ud83d\\ude00\\n\"],\"b\":{\"c\":null,\"d\":[true,false,[]]},\"e\":18446744073709551615}\n";
    static const char yaml[] = "# c\na: 1\nb:\n  - x: 'it''s'\n    y: \"\\u00e9\\n\"\n  - [1, {k: v}, ~]\nt: |+\n  l1\n   l2\n\nf: >-\n  a\n  b\nn: no\n";
    damage("num", "-123456789012345678901234567890.5e-17", 37, 100);
    damage("num", "9007199254740993", 16, 100);
    damage("csv", csv, sizeof csv - 1, 200);
    damage("json", json, sizeof json - 1, 200);
    damage("jsonl", json, sizeof json - 1, 200);
    damage("yaml", yaml, sizeof yaml - 1, 200);
}
static nn_status two_arrays(nn_dict *d)
{
    nn_tensor t = NN_ZERO, u = NN_ZERO;
    nn_status s = nn_tensor_make2(&t, NN_F32, 3, 4, NULL, NULL);
    if (s == NN_OK) s = nn_dict_put(d, "fc.weight", &t, NULL);
    if (s == NN_OK) s = nn_tensor_make1(&u, NN_I64, 5, NULL, NULL);
    if (s == NN_OK) s = nn_dict_put(d, "n", &u, NULL);
    return s;
}
static void binary_formats(void)
{
    nn_dict d = NN_ZERO;
    nn_buf b = NN_ZERO, g = NN_ZERO;
    nn_file_opts raw = NN_ZERO;
    nn_error e = NN_ZERO;
    static const struct { const char *target, *path; } f[] = { { "npz", "build/hostile.npz" }, { "npz", "build/hostile_z.npz" }, { "pth", "build/hostile.pth" }, { "safetensors", "build/hostile.safetensors" },
        { "npy", "build/hostile.npy" }, { "idx", "build/hostile.idx" }, { "png", "build/hostile.png" }, { "tfevents", "build/hostile.tfevents" } };
    size_t i, shape[3] = { 5, 7, 3 };
    nn_tensor img = NN_ZERO;
    nn_events *ev = NULL;
    const float x[4] = { 1, 2, 3, 4 };
    raw.raw = 1;
    CHECK_OK(two_arrays(&d), e);
    CHECK_OK(nn_npz_write(f[0].path, &d, 0, NULL, &e), e);
    CHECK_OK(nn_npz_write(f[1].path, &d, 6, NULL, &e), e);
    CHECK_OK(nn_pth_write(f[2].path, &d, NULL, &e), e);
    CHECK_OK(nn_safetensors_write(f[3].path, &d, NULL, NULL, &e), e);
    CHECK_OK(nn_npy_write(f[4].path, &d.items[0].value, NULL, &e), e);
    CHECK_OK(nn_idx_write(f[5].path, &d.items[0].value, NULL, &e), e);
    CHECK_OK(nn_tensor_make(&img, NN_U8, 3, shape, NULL, &e), e);
    for (i = 0; i < nn_tensor_bytes(&img); i++) nn_u8(&img)[i] = (uint8_t)(i * 7);
    CHECK_OK(nn_png_write(f[6].path, &img, 6, NULL, &e), e);
    (void)nn_file_remove(f[7].path, NULL, NULL);
    CHECK_OK(nn_events_open(&ev, f[7].path, 1.0, NULL, &e), e);
    CHECK_OK(nn_events_scalar(ev, "loss", 0.5, 3, 1.0, &e), e);
    CHECK_OK(nn_events_histogram(ev, "w", x, 4, 3, 3, 1.0, &e), e);
    CHECK_OK(nn_events_text(ev, "t", "text", 3, 1.0, &e), e);
    CHECK_OK(nn_events_image(ev, "i", &img, 3, 1.0, &e), e);
    CHECK_OK(nn_events_close(ev, &e), e);
    for (i = 0; i < sizeof f / sizeof f[0]; i++) {
        b.len = 0;
        CHECK_OK(nn_file_read(&b, f[i].path, &raw, &e), e);
        damage(f[i].target, b.data, b.len, 150);
        (void)nn_file_remove(f[i].path, NULL, NULL);
    }
    CHECK_OK(nn_deflate(&g, b.data, b.len, NN_DEFLATE_GZIP, 6, &e), e);
    damage("inflate", g.data, g.len, 100);
    for (i = 0; i < 2; i++) {
        gguf_make m = NN_ZERO;
        gm_model(&m, (int)i, 3);
        damage("gguf", m.b.data, m.b.len, 1200);
        nn_buf_free(&m.b);
    }
    nn_tensor_free(&img);
    nn_buf_free(&b);
    nn_buf_free(&g);
    nn_dict_free(&d);
}
/* what fuzzing found, kept: the first word of each name is its target (tests/data/hostile/TARGET_what) */
static nn_status each_found(nn_buf *names, size_t *count, nn_error *e) { return nn_dir_list(names, count, "tests/data/hostile", NULL, e); }
static void found_before(void)
{
    nn_buf names = NN_ZERO, b = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_file_opts raw = NN_ZERO;
    size_t count = 0, i;
    const char *p;
    raw.raw = 1;
    if (!nn_file_exists("tests/data/hostile", NULL)) SKIP("runs from the repository root");
    CHECK_OK(each_found(&names, &count, &e), e);
    for (i = 0, p = (const char *)names.data; i < count; i++, p += strlen(p) + 1) {
        char path[300], t[32];
        (void)snprintf(path, sizeof path, "tests/data/hostile/%s", p);
        (void)snprintf(t, sizeof t, "%.*s", (int)strcspn(p, "_"), p);
        b.len = 0;
        CHECK_OK(nn_file_read(&b, path, &raw, &e), e);
        CHECK(target(t) != NULL);
        if (target(t)) run_copy(target(t), b.data, b.len);
    }
    nn_buf_free(&names);
    nn_buf_free(&b);
}
int main(void)
{
    (void)nn_dir_make("build", NULL, NULL);               /* their files lie there; absent when built by hand */
    RUN(text_formats);
    RUN(binary_formats);
    RUN(found_before);
    return test_report();
}
