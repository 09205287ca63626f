/* tests/fuzz/seeds.c DIR - small valid files of the binary formats, for run.sh: DIR/TARGET/own_* */
#define NN_IMPLEMENTATION
#include "../../nn_fmt.h"
#include "targets.h"
#include "../gguf_make.h"

static const char *dir;
static nn_error e;
static int bad;
static const char *at(const char *target, const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s/own_%s", dir, target, name);
    return path;
}
static void ok(nn_status s) { if (s != NN_OK) { fprintf(stderr, "seeds: %s %s\n", nn_status_name(s), e.msg); bad = 1; } }
static void put(const char *target, const char *name, nn_buf *b)
{
    ok(nn_file_write(at(target, name), b->data, b->len, NULL, &e));
    b->len = 0;
}
static void add(nn_dict *d, const char *name, nn_dtype dt, size_t itemsize, size_t ndim)
{
    nn_tensor t = NN_ZERO;
    size_t shape[3] = { 2, 3, 2 }, i;
    ok(nn_tensor_raw(&t, dt, itemsize, ndim, shape, NULL, &e));
    for (i = 0; i < nn_tensor_bytes(&t); i++) ((unsigned char *)t.data)[i] = (unsigned char)(dt == NN_BOOL ? i & 1 : dt == NN_UCS4 ? (i % 4 ? 0 : 65 + i) : i * 5);
    ok(nn_dict_put(d, name, &t, &e));
}
/* files with foreign items: each costs itself alone */
#define TENSOR(call, key, tail) "ctorch._utils\n_rebuild_tensor_" call "\n((X\7\0\0\0storagectorch\nFloatStorage\n" \
    "X\1\0\0\0" key "X\3\0\0\0cpuK\6tQK\0K\2K\3\x86K\3K\1\x86\x89}" tail "tR"
static void pth_seed(const char *name, const char *pkl, size_t n, const char *constants, size_t m)
{
    static const float x[6] = { 0, 1, 2, 3, 4, 5 };
    nn_buf b = NN_ZERO;
    nn_zip_writer *w = NULL;
    ok(nn_zip_create_memory(&w, &b, NULL, &e));
    ok(nni_zip_member(w, "a/data.pkl", pkl, n, &e));
    ok(nni_zip_member(w, "a/version", "3\n", 2, &e));
    ok(nni_zip_member(w, "a/data/0", x, sizeof x, &e));
    if (m) ok(nni_zip_member(w, "a/constants.pkl", constants, m, &e));
    if (m) ok(nni_zip_member(w, "a/constants/1", x, sizeof x, &e));
    ok(nn_zip_commit(w, &e));
    put("pth", name, &b);
    nn_buf_free(&b);
}
static void foreign(void)
{
#define P(s) s, sizeof(s) - 1
    static const char heads[][220] = {
        "{\"n\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}",
        "{\"u\":{\"dtype\":\"I24\",\"shape\":[2],\"data_offsets\":[0,6]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[6,8]}}",
        "{\"f\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]},\"g\":{\"dtype\":\"F4\",\"shape\":[4,2],\"data_offsets\":[4,8]}}" };
    nn_buf b = NN_ZERO;
    size_t i;
    for (i = 0; i < sizeof heads / sizeof *heads; i++) {
        char n[8] = { 0 }, name[64];
        n[0] = (char)strlen(heads[i]);
        ok(nn_buf_put(&b, n, 8, &e));
        ok(nn_buf_put(&b, heads[i], strlen(heads[i]), &e));
        ok(nn_buf_put(&b, "\0\0\x80\x3f\0\0\0\x40", 8, &e));
        (void)snprintf(name, sizeof name, "foreign%zu.safetensors", i);
        put("safetensors", name, &b);
    }
    nn_buf_free(&b);
    pth_seed("script.pth", P("\x80\2}(X\1\0\0\0kc__torch__\nM\n)\x81}X\1\0\0\0w" TENSOR("v2", "0", "") "sbu."),
             P("\x80\2(" TENSOR("v2", "1", "") "t."));
    pth_seed("dtype.pth", P("\x80\2}(X\1\0\0\0w" TENSOR("v3", "0", "ctorch\nbits8\n") "X\1\0\0\0v"
             TENSOR("v3", "0", "ctorch\nfloat8_e5m2\n") "u."), NULL, 0);
    pth_seed("classes.pth", P("\x80\2}(X\1\0\0\0acargparse\nNamespace\n)\x81}X\2\0\0\0lrG?\xB9\x99\x99\x99\x99\x99\x9asbX\1\0\0\0s"
             "cos\nsystem\nX\2\0\0\0ls\x85Ru."), NULL, 0);
#undef P
}
/* models in several files, for shards.c: an index and what it names, from the files that were written before */
static void shards(void)
{
    static const struct { const char *map, *part[3]; } t[] = {
        { "{\"metadata\":{\"total_size\":16},\"weight_map\":{\"b\":\"part1.safetensors\",\"f\":\"part2.safetensors\","
          "\"g\":\"part2.safetensors\"}}", { "safetensors/own_foreign1.safetensors", "safetensors/own_foreign2.safetensors", NULL } },
        { "{\"weight_map\":{\"model.fc.weight\":\"part3.bin\",\"model.fc.bias\":\"part3.bin\",\"model.bn.num_batches_tracked\":\"part3.bin\"}}",
          { NULL, NULL, "pth/own_flat.pth" } },
        { "{\"weight_map\":{\"model.fc.weight\":\"part1.safetensors\",\"model.fc.bias\":\"part1.safetensors\","
          "\"model.bn.num_batches_tracked\":\"part1.safetensors\",\"w\":\"part3.bin\",\"v\":\"part3.bin\"}}",
          { "safetensors/own_meta.safetensors", NULL, "pth/own_dtype.pth" } } };
    nn_buf b = NN_ZERO, part = NN_ZERO;
    char path[512], name[64];
    size_t i, k;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        ok(nn_buf_text(&b, t[i].map, &e));
        for (k = 0; k < 3; k++) {
            ok(nn_buf_text(&b, "====\n", &e));
            if (!t[i].part[k]) continue;
            (void)snprintf(path, sizeof path, "%s/%s", dir, t[i].part[k]);
            part.len = 0;
            ok(nn_file_read(&part, path, NULL, &e));
            ok(nn_buf_put(&b, part.data, part.len, &e));
        }
        (void)snprintf(name, sizeof name, "%zu.shards", i);
        put("shards", name, &b);
    }
    nn_buf_free(&b);
    nn_buf_free(&part);
}
int main(int argc, char **argv)
{
    static const struct { const char *name; nn_dtype dt; size_t itemsize; } types[] = { { "b1", NN_BOOL, 0 }, { "i8", NN_I8, 0 }, { "u8", NN_U8, 0 }, { "i16", NN_I16, 0 }, { "u16", NN_U16, 0 }, { "i32", NN_I32, 0 },
        { "u32", NN_U32, 0 }, { "i64", NN_I64, 0 }, { "u64", NN_U64, 0 }, { "f16", NN_F16, 0 }, { "f32", NN_F32, 0 }, { "f64", NN_F64, 0 }, { "c64", NN_C64, 0 }, { "c128", NN_C128, 0 }, { "bytes", NN_BYTES, 3 }, { "ucs4", NN_UCS4, 8 } };
    static const char *folders[] = { "npy", "npz", "inflate", "pth", "safetensors", "gguf", "idx", "tfevents", "png", "shards" };
    static const char *old[] = { "{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3), }", "{'descr': '|S3', 'fortran_order': False, 'shape': (2,), }", "{'descr': '>U2', 'fortran_order': False, 'shape': (), }",
        "{'descr': [('a', '<f4'), ('b', '<i4', (2,))], 'fortran_order': False, 'shape': (1,), }", "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2, 2), }", "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }" };
    nn_dict d = NN_ZERO, net = NN_ZERO, meta = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_buf b = NN_ZERO, z = NN_ZERO;
    nn_pth_opts po = NN_ZERO;
    nn_events *ev = NULL;
    size_t i, shape[3] = { 5, 7, 3 };
    unsigned char px[600];
    char name[64];
    const char *metric = "loss";
    const float x[6] = { 1, 2, 3, 4, -5, 0.5f };
    if (argc != 2) return 2;
    dir = argv[1];
    for (i = 0; i < sizeof folders / sizeof *folders; i++) { (void)snprintf(name, sizeof name, "%.40s/%s", dir, folders[i]); ok(nn_dir_make(name, NULL, &e)); }
    for (i = 0; i < sizeof px; i++) px[i] = (unsigned char)(i * i / 3);
    for (i = 0; i < sizeof types / sizeof *types; i++) {
        add(&d, types[i].name, types[i].dt, types[i].itemsize, i % 4);
        (void)snprintf(name, sizeof name, "%s.npy", types[i].name);
        ok(nn_npy_write(at("npy", name), &d.items[i].value, NULL, &e));
        (void)snprintf(name, sizeof name, "%s.idx", types[i].name);
        if (d.items[i].value.ndim) (void)nn_idx_write(at("idx", name), &d.items[i].value, NULL, NULL);      /* six of the types can be */
    }
    for (i = 0; i < sizeof old / sizeof *old; i++) {
        char head[4];
        size_t n = strlen(old[i]);
        ok(nn_buf_put(&b, i % 2 ? "\x93NUMPY\x02\0" : "\x93NUMPY\x01\0", 8, &e));
        nni_put_le32(head, (uint32_t)n);
        ok(nn_buf_put(&b, head, i % 2 ? 4 : 2, &e));
        ok(nn_buf_put(&b, old[i], n, &e));
        ok(nn_buf_put(&b, px, 48, &e));
        (void)snprintf(name, sizeof name, "old%zu.npy", i);
        put("npy", name, &b);
    }
    ok(nn_npz_write(at("npz", "stored.npz"), &d, 0, NULL, &e));
    ok(nn_npz_write(at("npz", "packed.npz"), &d, 6, NULL, &e));
    /* streams */
    for (i = 0; i < 12; i++) {
        ok(nn_deflate(&z, px, i < 3 ? 20 : sizeof px, (nn_deflate_wrap)(i % 3), (int)(i / 3) * 3, &e));
        (void)snprintf(name, sizeof name, "z%zu", i);
        put("inflate", name, &z);
    }
    /* checkpoints */
    add(&net, "model.fc.weight", NN_F32, 0, 2); add(&net, "model.fc.bias", NN_F16, 0, 1); add(&net, "model.bn.num_batches_tracked", NN_I64, 0, 0);
    ok(nn_safetensors_write(at("safetensors", "plain.safetensors"), &net, NULL, NULL, &e));
    ok(nn_pth_write(at("pth", "flat.pth"), &net, NULL, &e));
    ok(nn_tensor_scalar_text(&t, "adam", NULL, &e)); ok(nn_dict_put(&meta, "optimizer", &t, &e));
    ok(nn_safetensors_write(at("safetensors", "meta.safetensors"), &net, &meta, NULL, &e));
    ok(nn_tensor_scalar_f64(&t, 0.01, NULL, &e)); ok(nn_dict_put(&net, "lr", &t, &e));
    ok(nn_tensor_scalar_text(&t, "h\xC3\xA9", NULL, &e)); ok(nn_dict_put(&net, "note", &t, &e));
    add(&net, "losses", NN_F64, 0, 1); add(&net, "steps.0", NN_I64, 0, 0); add(&net, "steps.1", NN_BOOL, 0, 0);
    po.separator = '.';
    ok(nn_pth_write(at("pth", "nested.pth"), &net, &po, &e));
    /* events */
    ok(nn_tensor_make(&t, NN_U8, 3, shape, NULL, &e));
    memcpy(t.data, px, 105);
    ok(nn_events_open(&ev, at("tfevents", "all"), 1.0, NULL, &e));
    ok(nn_events_scalar(ev, "loss", 0.5, 3, 1.0, &e));
    ok(nn_events_histogram(ev, "w", x, 6, 3, 3, 1.0, &e));
    ok(nn_events_text(ev, "t", "text", 3, 1.0, &e));
    ok(nn_events_image(ev, "i", &t, 3, 1.0, &e));
    nn_dict_free(&meta);
    { nn_tensor u = NN_ZERO; ok(nn_tensor_scalar_f64(&u, 0.01, NULL, &e)); ok(nn_dict_put(&meta, "lr", &u, &e)); ok(nn_tensor_scalar_text(&u, "adam", NULL, &e)); ok(nn_dict_put(&meta, "opt", &u, &e)); }
    ok(nn_events_hparams(ev, &meta, &metric, 1, 1.0, &e));
    ok(nn_events_close(ev, &e));
    nn_tensor_free(&t);
    for (i = 0; i < 4; i++) {                            /* both versions, both byte orders */
        gguf_make m = NN_ZERO;
        gm_model(&m, (int)(i & 1), 2 + (unsigned)(i / 2));
        (void)snprintf(name, sizeof name, "%zu.gguf", i);
        put("gguf", name, &m.b);
        nn_buf_free(&m.b);
    }
    /* images of every colour type and depth, with and without transparency */
    for (i = 0; i < 30; i++) {
        uint8_t h[4];
        h[0] = (uint8_t)(i % 15); h[1] = 7; h[2] = 200; h[3] = (uint8_t)(i / 15 + i % 8 * 2);
        ok(fuzz_png_make(&b, h, px, 90));
        (void)snprintf(name, sizeof name, "%zu.png", i);
        put("png", name, &b);
    }
    foreign();
    shards();
    nn_dict_free(&d);
    nn_dict_free(&net);
    nn_dict_free(&meta);
    nn_buf_free(&b);
    nn_buf_free(&z);
    return bad;
}
