/* tests/host_bytes.c - the files of every format, byte for byte on every host
 *     host_bytes write DIR     one file of each format, every dtype, the same values everywhere
 *     host_bytes read DIR      reads them back (another host may have written them) and compares
 * tests/platforms.sh builds this for several hosts and compares the files. Prints name and SHA-256 of each. */
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include <stdio.h>
#include <stdlib.h>
static int bad;
static void ok(nn_status s, const char *what, const nn_error *e)
{
    if (s == NN_OK) return;
    printf("FAIL %s: %s\n", what, e->msg);
    bad = 1;
}
static const char *in_dir(const char *dir, const char *name)
{
    static char path[4][1024];
    static int turn;
    char *p = path[turn = (turn + 1) & 3];
    (void)snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}
/* 3 x 5 of every dtype that has numbers; the values are made by arithmetic, not by bytes */
static void fill(nn_dict *d, int for_safetensors)
{
    size_t t, i;
    nn_error e = NN_ZERO;
    for (t = 1; t < (size_t)NN_DTYPE_END; t++) {
        nn_tensor x = NN_ZERO;
        const nn_dtype dt = (nn_dtype)t;
        if (!nn_dtype_size(dt) || dt == NN_BF16 || (for_safetensors && dt == NN_C128)) continue;
        ok(nn_tensor_make2(&x, dt, 3, 5, NULL, &e), "make", &e);
        for (i = 0; i < 15; i++) {
            const int v = (int)(i * 7 % 13);
            switch (dt) {
            case NN_F32: ((float *)x.data)[i] = (float)v / 3; break;
            case NN_F64: ((double *)x.data)[i] = (double)v / 3; break;
            case NN_F16: ((uint16_t *)x.data)[i] = nn_f32_to_f16((float)v / 3); break;
            case NN_C64: ((float *)x.data)[2 * i] = (float)v; ((float *)x.data)[2 * i + 1] = 0.5f; break;
            case NN_C128: ((double *)x.data)[2 * i] = v; ((double *)x.data)[2 * i + 1] = 0.25; break;
            case NN_I64: case NN_U64: ((uint64_t *)x.data)[i] = (uint64_t)v * 0x0102030405060708u; break;
            case NN_I32: case NN_U32: ((uint32_t *)x.data)[i] = (uint32_t)v * 0x01020304u; break;
            case NN_I16: case NN_U16: ((uint16_t *)x.data)[i] = (uint16_t)(v * 0x0102); break;
            case NN_BOOL: ((unsigned char *)x.data)[i] = v & 1; break;
            default: ((unsigned char *)x.data)[i] = (unsigned char)v; break;
            }
        }
        ok(nn_dict_put(d, nn_dtype_name(dt), &x, &e), "put", &e);
    }
}
static void show(const char *dir, const char *name)
{
    char hex[65];
    nn_error e = NN_ZERO;
    nn_status s = nn_file_sha256(hex, in_dir(dir, name), NULL, &e);
    ok(s, name, &e);
    if (s == NN_OK) printf("%s %s\n", name, hex);
}
static void same(const char *name, const nn_dict *got, const nn_dict *want)
{
    size_t i;
    if (got->count != want->count) { printf("FAIL %s: %zu arrays\n", name, got->count); bad = 1; return; }
    for (i = 0; i < got->count; i++) {
        const nn_tensor *g = &got->items[i].value, *w = nn_dict_get(want, got->items[i].name);
        if (w && g->dtype == w->dtype && nn_tensor_bytes(g) == nn_tensor_bytes(w) &&
            memcmp(g->data, w->data, nn_tensor_bytes(w)) == 0) continue;
        printf("FAIL %s: '%s' has other values\n", name, got->items[i].name);
        bad = 1;
    }
}
/* what fetches: the f64 array, piece by piece */
static nn_status piece(void *user, size_t entry, size_t first, size_t n, void *to, nn_error *err)
{
    const nn_tensor *t = &((const nn_dict *)user)->items[entry].value;
    (void)err;
    memcpy(to, (const char *)t->data + first * t->itemsize, n * t->itemsize);
    return NN_OK;
}
/* a stream of torch.save before 1.6 with one f32 storage of 2 values, in either byte order */
static void old_stream(int big)
{
    static const char head[] = "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3.\x80\2}X\15\0\0\0little_endian";
    static const char body[] = "\x80\2}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"
        "X\1\0\0\0" "0X\3\0\0\0cpuK\2NtQK\0K\2\x85K\1\x85\x89}tRs.\x80\2]X\1\0\0\0" "0a.";
    static const unsigned char little[] = { 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0 };
    static const unsigned char large[] = { 0, 0, 0, 0, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0 };
    nn_buf b = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_error e = NN_ZERO;
    const nn_tensor *t;
    ok(nn_buf_put(&b, head, sizeof head - 1, &e), "old", &e);
    ok(nn_buf_put(&b, big ? "\x89s." : "\x88s.", 3, &e), "old", &e);
    ok(nn_buf_put(&b, body, sizeof body - 1, &e), "old", &e);
    ok(nn_buf_put(&b, big ? large : little, 16, &e), "old", &e);
    ok(nn_file_write("host_bytes_old.pth", b.data, b.len, NULL, &e), "old", &e);
    ok(nn_pth_read(&d, "host_bytes_old.pth", NULL, &e), big ? "old stream, big-endian" : "old stream, little-endian", &e);
    t = nn_dict_get(&d, "w");
    if (!t || t->dtype != NN_F32 || nn_tensor_count(t) != 2 || nn_f32(t)[0] != 1.0f || nn_f32(t)[1] != -2.5f) {
        printf("FAIL old stream, %s-endian: other values\n", big ? "big" : "little");
        bad = 1;
    }
    (void)nn_file_remove("host_bytes_old.pth", NULL, NULL);
    nn_dict_free(&d);
    nn_buf_free(&b);
}
int main(int argc, char **argv)
{
    nn_dict d = NN_ZERO, st = NN_ZERO, got = NN_ZERO;
    nn_tensor *x, img = NN_ZERO;
    nn_error e = NN_ZERO;
    const char *dir;
    char hex[65];
    size_t i;
    if (argc != 3) return 2;
    dir = argv[2];
    fill(&d, 0);
    fill(&st, 1);
    x = nn_dict_get(&d, "f64");
    nn_dict_sha256(&d, hex);
    printf("weights %s\n", hex);
    ok(nn_tensor_make2(&img, NN_U8, 6, 5, NULL, &e), "image", &e);
    for (i = 0; i < 30; i++) ((unsigned char *)img.data)[i] = (unsigned char)(i * 37);
    if (strcmp(argv[1], "write") == 0) {
        nn_npz_writer *w = NULL;
        nn_events *v = NULL;
        nn_file_opts o = NN_ZERO;
        const size_t shape[2] = { 3, 5 };
        ok(nn_npy_write(in_dir(dir, "x.npy"), x, NULL, &e), "npy", &e);
        ok(nn_npz_write(in_dir(dir, "x.npz"), &d, 0, NULL, &e), "npz", &e);
        ok(nn_npz_create(&w, in_dir(dir, "rows.npz"), 0, NULL, &e), "rows", &e);
        if (w) {
            ok(nn_npz_begin(w, "f64", NN_F64, 2, shape, 6, &e), "rows", &e);
            for (i = 0; i < 3; i++) ok(nn_npz_rows(w, (const double *)x->data + 5 * i, 5 * sizeof(double), &e), "rows", &e);
            ok(nn_npz_end(w, &e), "rows", &e);
            ok(nn_npz_commit(w, &e), "rows", &e);
        }
        ok(nn_pth_write(in_dir(dir, "x.pth"), &st, NULL, &e), "pth", &e);
        ok(nn_safetensors_write(in_dir(dir, "x.safetensors"), &st, NULL, NULL, &e), "safetensors", &e);
        ok(nn_idx_write(in_dir(dir, "x.idx"), x, NULL, &e), "idx", &e);
        ok(nn_png_write(in_dir(dir, "x.png"), &img, 6, NULL, &e), "png", &e);
        ok(nn_file_remove(in_dir(dir, "events.out.tfevents.0"), NULL, &e), "events", &e);
        ok(nn_events_open(&v, in_dir(dir, "events.out.tfevents.0"), 1e9, NULL, &e), "events", &e);
        if (v) {
            float f[15];
            for (i = 0; i < 15; i++) f[i] = (float)nn_f64(x)[i];
            ok(nn_events_scalar(v, "loss", 0.1, 3, 1e9, &e), "events", &e);
            ok(nn_events_histogram(v, "w", f, 15, 0, 3, 1e9, &e), "events", &e);
            ok(nn_events_close(v, &e), "events", &e);
        }
        /* a data-less twin, its items fetched */
        for (i = 0; i < st.count; i++) {
            nn_tensor t = st.items[i].value;
            t.data = NULL;
            t.capacity = 0;
            ok(nn_dict_put(&got, st.items[i].name, &t, &e), "twin", &e);
        }
        o.fetch = piece;
        o.fetch_user = &st;
        ok(nn_safetensors_write(in_dir(dir, "fetched.safetensors"), &got, NULL, &o, &e), "fetched", &e);
        nn_dict_free(&got);
    }
    memset(&got, 0, sizeof got);
    ok(nn_npz_read(&got, in_dir(dir, "x.npz"), NULL, &e), "npz", &e);
    same("x.npz", &got, &d);
    nn_dict_free(&got);
    ok(nn_pth_read(&got, in_dir(dir, "x.pth"), NULL, &e), "pth", &e);
    same("x.pth", &got, &st);
    nn_dict_free(&got);
    ok(nn_safetensors_read(&got, NULL, in_dir(dir, "x.safetensors"), NULL, &e), "safetensors", &e);
    same("x.safetensors", &got, &st);
    nn_dict_free(&got);
    old_stream(0);
    old_stream(1);
    show(dir, "x.npy");
    show(dir, "x.npz");
    show(dir, "rows.npz");
    show(dir, "x.pth");
    show(dir, "x.safetensors");
    show(dir, "fetched.safetensors");
    show(dir, "x.idx");
    show(dir, "x.png");
    show(dir, "events.out.tfevents.0");
    nn_tensor_free(&img);
    nn_dict_free(&d);
    nn_dict_free(&st);
    return bad;
}
