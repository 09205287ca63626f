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
int main(int argc, char **argv)
{
    static const struct { const char *name; nn_dtype dt; size_t itemsize; } types[] = { { "b1", NN_BOOL, 0 }, { "i8", NN_I8, 0 }, { "u8", NN_U8, 0 }, { "i16", NN_I16, 0 }, { "u16", NN_U16, 0 }, { "i32", NN_I32, 0 },
        { "u32", NN_U32, 0 }, { "i64", NN_I64, 0 }, { "u64", NN_U64, 0 }, { "f16", NN_F16, 0 }, { "f32", NN_F32, 0 }, { "f64", NN_F64, 0 }, { "c64", NN_C64, 0 }, { "c128", NN_C128, 0 }, { "bytes", NN_BYTES, 3 }, { "ucs4", NN_UCS4, 8 } };
    static const char *folders[] = { "npy", "npz", "inflate", "pth", "safetensors", "gguf", "idx", "tfevents", "png" };
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
    nn_dict_free(&d);
    nn_dict_free(&net);
    nn_dict_free(&meta);
    nn_buf_free(&b);
    nn_buf_free(&z);
    return bad;
}
