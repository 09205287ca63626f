/* tests/test_mlp.c - nn_mlp.h: layers, names, initial weights, forward and backward, state, task vectors, quantized models */
#define NN_IMPLEMENTATION
#include "../nn_mlp.h"
#include "nn_test.h"

static uint32_t bits(float x) { uint32_t u; memcpy(&u, &x, 4); return u; }
static uint64_t fnv(const void *p, size_t n)
{
    const unsigned char *b = (const unsigned char *)p;
    uint64_t h = 1469598103934665603u;
    size_t i;
    for (i = 0; i < n; i++) h = (h ^ b[i]) * 1099511628211u;
    return h;
}
static uint64_t backbone_hash(const nn_mlp *m)
{
    size_t n;
    const void *p = nn_mlp_backbone_bytes(m, &n);
    return fnv(p, n);
}
static nn_mlp *make(size_t in, const size_t *hidden, size_t n, size_t out, uint64_t seed)
{
    nn_mlp_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_mlp *m = NULL;
    d.n_in = in; d.n_out = out; d.hidden = hidden; d.n_hidden = n; d.seed = seed;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    return m;
}
static void fill(float *x, size_t n, uint64_t seed)
{
    nn_rng r = nn_rng_make(seed, NN_STREAM_USER, 0);
    size_t i;
    for (i = 0; i < n; i++) x[i] = 2.0f * nn_rng_f32(&r) - 1.0f;
}

static void presets(void)
{
    nn_mlp_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_mlp *m = NULL;
    char name[NN_MLP_NAME + 8], pat[64];
    nn_tensor t;
    d.n_in = 512; d.n_out = 10; d.arch = NN_ARCH_TAPERED;
    CHECK_INT(nn_mlp_count(&d), 1807754);
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    CHECK_INT(m->n_params, 1807754);
    CHECK_STR(m->layers[0].name, "layers.0.0");
    CHECK_STR(m->layers[5].name, "layers.5.0");
    CHECK_STR(m->layers[10].name, "layers.10.0");
    CHECK_STR(m->layers[11].name, "head.0");
    CHECK_STR(m->layers[12].name, "head.2");
    CHECK_INT(m->layers[5].act, NN_ACT_IDENTITY);
    CHECK_INT(m->layers[12].act, NN_ACT_IDENTITY);
    CHECK_INT(m->layers[11].act, NN_ACT_RELU);
    t = nn_mlp_param(m, 11, name);
    CHECK_STR(name, "layers.5.0.bias");
    CHECK_INT(t.ndim, 1);
    CHECK_STR(nn_mlp_backbone_pattern(m, pat, sizeof pat), "layers.*");
    CHECK_OK(nn_mlp_rename(m, NN_NAMES_ORIGINAL, &e), e);
    CHECK_STR(m->layers[0].name, "backbone.block1.block.0");
    CHECK_STR(m->layers[4].name, "backbone.block1.block.8");
    CHECK_STR(m->layers[5].name, "backbone.transition");
    CHECK_STR(m->layers[6].name, "backbone.block2.block.0");
    CHECK_STR(m->layers[7].name, "backbone.block2.block.2");
    CHECK_STR(m->layers[11].name, "head.head.0");
    CHECK_STR(m->layers[12].name, "head.head.2");
    CHECK_OK(nn_mlp_rename(m, NN_NAMES_NETWORK, &e), e);
    CHECK_STR(m->layers[1].name, "network.2");
    nn_mlp_destroy(m);
    d.arch = NN_ARCH_UNIFORM;
    CHECK_INT(nn_mlp_count(&d), 10 * (512 * 512 + 512) + 512 * 256 + 256 + 2570);
    d.arch = NN_ARCH_DEFAULT;
    d.n_in = 0;
    CHECK_INT(nn_mlp_create(&m, &d, &e), NN_E_ARG);
    d.n_in = SIZE_MAX / 2; d.n_out = 5;
    CHECK_INT(nn_mlp_create(&m, &d, &e), NN_E_NOMEM);
    d.n_in = 2; d.arch = NN_ARCH_TAPERED;
    CHECK_INT(nn_mlp_create(&m, &d, &e), NN_E_ARG);
}
/* docs/random.md: Linear(3,2) after manual_seed(0); then the next layer goes on in the same stream */
static void torch_init(void)
{
    static const uint32_t want[8] = { 0xbb8da3e8, 0x3e9e9313, 0xbef34b7e, 0xbed98bc9, 0xbe63b4b1, 0x3e1e8953, 0xbc3b6b40, 0x3eea617a };
    nn_mlp_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_mlp *m = NULL, *c = NULL;
    nn_torch_rng g;
    static const size_t two[] = { 2 };
    int i;
    d.n_in = 3; d.n_out = 2; d.literal_seed = 1;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    for (i = 0; i < 8; i++) CHECK_INT(bits(m->params[i]), want[i]);
    nn_mlp_destroy(m);
    d.hidden = two; d.n_hidden = 1; d.n_out = 5;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    nn_torch_seed(&g, 0);
    d.torch_rng = &g;
    CHECK_OK(nn_mlp_create(&c, &d, &e), e);
    CHECK(memcmp(m->params, c->params, m->n_params * 4) == 0);
    CHECK(memcmp(m->params, want, 32) == 0);
    nn_mlp_destroy(c);
    for (i = NN_INIT_HE; i <= NN_INIT_PHILOX; i++) {
        size_t k, n = 0;
        CHECK_OK(nn_mlp_init(m, 0, 99, (nn_init)i, 3, &e), e);
        for (k = 0; k < m->n_params; k++) n += m->params[k] < 0 || m->params[k] > 0;
        if (i == NN_INIT_ZEROS) CHECK_INT(n, 0); else CHECK(n >= 16);
    }
    nn_mlp_destroy(m);
}
/* a forward by three loops in double beside it, all activations, and rows independent of their batch, chunk and flags */
static void forward_rows(void)
{
    static const size_t hidden[] = { 33, 17, 40 };
    int act;
    for (act = NN_ACT_RELU; act <= NN_ACT_IDENTITY; act++) {
        nn_mlp_desc d = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_mlp *m = NULL;
        nn_mlp_work w = NN_ZERO;
        float x[19 * 21], out[19 * 5];
        const float *z = NULL;
        size_t i, j, k, l;
        unsigned flags[4] = { 0, NN_WORK_BACKWARD, NN_WORK_POST, NN_WORK_PRE };
        d.n_in = 21; d.n_out = 5; d.hidden = hidden; d.n_hidden = 3; d.act = (nn_act)act;
        CHECK_OK(nn_mlp_create(&m, &d, &e), e);
        fill(x, 19 * 21, 4);
        CHECK_OK(nn_mlp_predict(m, out, nn_mlp_dense(x, 0), 19, 0, &e), e);
        for (i = 0; i < 19; i++) {
            double a[64], b[64];
            for (j = 0; j < 21; j++) a[j] = (double)x[i * 21 + j];
            for (l = 0; l < 4; l++) {
                for (k = 0; k < m->layers[l].n_out; k++) {
                    float f;
                    b[k] = (double)m->layers[l].bias[k];
                    for (j = 0; j < m->layers[l].n_in; j++) b[k] += (double)m->layers[l].weight[k * m->layers[l].n_in + j] * a[j];
                    f = (float)b[k];
                    if (l < 3) nn_act_forward(&f, &f, 1, (nn_act)act, 0.01f);
                    b[k] = (double)f;
                }
                memcpy(a, b, sizeof a);
            }
            for (k = 0; k < 5; k++) CHECK_NEAR(out[i * 5 + k], a[k], 2e-6);
        }
        for (k = 0; k < 4; k++) for (j = 1; j <= 19; j += 6) {
            CHECK_OK(nn_mlp_workspace_make(&w, m, j, flags[k], NULL, NULL, &e), e);
            for (i = 0; i + j <= 19; i += j) {
                CHECK_OK(nn_mlp_forward(m, &w, nn_mlp_dense(x + i * 21, 21), j, NULL, &z, &e), e);
                CHECK(memcmp(z, out + i * 5, j * 5 * 4) == 0);
            }
            if (flags[k] & NN_WORK_PRE) {
                float y[40];
                nn_act_forward(y, nn_mlp_pre(&w, 2), 40, m->layers[2].act, m->layers[2].slope);
                CHECK(memcmp(y, nn_mlp_post(&w, 2), sizeof y) == 0);
                CHECK(nn_mlp_pre(&w, 3) == nn_mlp_post(&w, 3));
            }
            CHECK_INT(nn_mlp_forward(m, &w, nn_mlp_dense(x, 21), j + 1, NULL, &z, &e), NN_E_ARG);
            nn_mlp_workspace_free(&w);
        }
        nn_mlp_destroy(m);
    }
}
/* a packed model answers with the same bits, in batches of any size; every failed allocation is reported and nothing leaks */
static void packed(void)
{
    static const size_t hidden[][2] = { { 33, 17 }, { 128, 130 }, { 300, 16 }, { 5000, 3 } };
    static const size_t rows[] = { 1, 2, 7, 40 };
    size_t c, r, k;
    int act;
    for (c = 0; c < 4; c++) for (act = NN_ACT_RELU; act <= NN_ACT_IDENTITY; act += c == 3 ? 8 : 1) {
        nn_mlp_desc d = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_mlp *m = NULL;
        nn_mlp_packed *p = NULL;
        float x[40 * 35], want[40 * 5], out[40 * 5];
        int32_t tok[40 * 7];
        d.n_in = 35; d.n_out = 5; d.hidden = hidden[c]; d.n_hidden = 2; d.act = (nn_act)act;
        CHECK_OK(nn_mlp_create(&m, &d, &e), e);
        CHECK_OK(nn_mlp_pack(&p, m, NULL, &e), e);
        fill(x, 40 * 35, 9);
        for (k = 0; k < 40 * 7; k++) tok[k] = (int32_t)(k * k % 5);
        for (r = 0; r < 4; r++) {
            CHECK_OK(nn_mlp_predict(m, want, nn_mlp_dense(x, 0), rows[r], 1, &e), e);
            CHECK_OK(nn_mlp_packed_predict(p, out, nn_mlp_dense(x, 0), rows[r], &e), e);
            CHECK(memcmp(out, want, rows[r] * 5 * sizeof(float)) == 0);
            CHECK_OK(nn_mlp_predict(m, want, nn_mlp_tokens(tok, 7, 5), rows[r], 1, &e), e);
            CHECK_OK(nn_mlp_packed_predict(p, out, nn_mlp_tokens(tok, 7, 5), rows[r], &e), e);
            CHECK(memcmp(out, want, rows[r] * 5 * sizeof(float)) == 0);
        }
        tok[3] = 5;
        CHECK_INT(nn_mlp_packed_predict(p, out, nn_mlp_tokens(tok, 7, 5), 2, &e), NN_E_ARG);
        CHECK_INT(nn_mlp_packed_predict(p, out, nn_mlp_dense(x, 34), 2, &e), NN_E_ARG);
        nn_mlp_packed_free(p);
        nn_mlp_destroy(m);
    }
    nn_mlp_packed_free(NULL);
}
/* Any number of rows, in parts of 256 or by the way for small nets: the values of double arithmetic, and not a float more. */
static void predict_any_rows(void)
{
    static const size_t narrow[] = { 20, 12 }, broad[] = { 80 };
    static const size_t rows[] = { 1, 2, 7, 15, 16, 17, 31, 33, 255, 256, 257, 512, 600 };
    static const nn_act acts[] = { NN_ACT_RELU, NN_ACT_TANH, NN_ACT_GELU };
    enum { IN = 10, MOST = 600, BEHIND = 64 };
    float *x = (float *)malloc(MOST * IN * sizeof(float)), *out = (float *)malloc((MOST * 3 + BEHIND) * sizeof(float));
    double *wide = (double *)malloc(MOST * IN * sizeof(double)), *want = (double *)malloc(MOST * 3 * sizeof(double));
    size_t c, i, r;
    fill(x, MOST * IN, 12);
    for (i = 0; i < MOST * IN; i++) wide[i] = (double)x[i];
    for (c = 0; c < 12; c++) {
        nn_mlp_desc d = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_mlp *m = NULL;
        d.n_in = IN;
        d.n_out = c & 1 ? 3 : 1;
        d.hidden = c & 2 ? broad : narrow;
        d.n_hidden = c & 2 ? 1 : 2;
        d.act = acts[c / 4];
        d.seed = 5;
        CHECK_OK(nn_mlp_create(&m, &d, &e), e);
        CHECK_OK(nn_mlp_forward_f64(m, NULL, want, wide, MOST, NULL, &e), e);
        for (r = 0; r < sizeof rows / sizeof *rows; r++) {
            const size_t n = rows[r] * d.n_out;
            for (i = 0; i < MOST * 3 + BEHIND; i++) out[i] = -77;
            CHECK_OK(nn_mlp_predict(m, out, nn_mlp_dense(x, 0), rows[r], 1, &e), e);
            for (i = 0; i < n; i++) CHECK_NEAR(out[i], want[i], 1e-5);
            for (i = n; i < n + BEHIND; i++) CHECK(out[i] == -77);
        }
        nn_mlp_destroy(m);
    }
    free(x);
    free(out);
    free(wide);
    free(want);
}

/* token input: the bits of the dense one-hot, forward and gradients, with and without the table */
static void tokens(void)
{
    static const size_t hidden[] = { 13, 8 };
    nn_mlp *m = make(7 * 5, hidden, 2, 1, 3);
    nn_error e = NN_ZERO;
    nn_rng r = nn_rng_make(1, NN_STREAM_USER, 0);
    int32_t tok[9 * 7];
    float x[9 * 35] = { 0 }, dz[9], *g[3], dx[2][9 * 35];
    unsigned k;
    size_t i, j;
    for (i = 0; i < 9; i++) for (j = 0; j < 7; j++) { tok[i * 7 + j] = (int32_t)nn_rng_below(&r, 5); x[i * 35 + j * 5 + (size_t)tok[i * 7 + j]] = 1; }
    fill(dz, 9, 9);
    for (k = 0; k < 3; k++) {
        nn_mlp_work w = NN_ZERO;
        const float *z = NULL;
        static float first[9];
        nn_mlp_input in = k ? nn_mlp_tokens(tok, 7, 5) : nn_mlp_dense(x, 35);
        g[k] = (float *)calloc(m->n_params, sizeof(float));
        CHECK_OK(nn_mlp_workspace_make(&w, m, 9, NN_WORK_BACKWARD | (k == 2 ? NN_WORK_TOKENS : 0u), NULL, NULL, &e), e);
        CHECK_OK(nn_mlp_forward(m, &w, in, 9, NULL, &z, &e), e);
        if (k == 0) memcpy(first, z, sizeof first);
        CHECK(memcmp(first, z, sizeof first) == 0);
        CHECK_OK(nn_mlp_backward(m, &w, in, 9, NULL, dz, g[k], dx[k > 0], &e), e);
        CHECK(memcmp(g[0], g[k], m->n_params * 4) == 0);
        CHECK(memcmp(dx[0], dx[k > 0], sizeof dx[0]) == 0);
        nn_mlp_workspace_free(&w);
    }
    tok[8] = 5;
    CHECK_INT(nn_mlp_predict(m, dz, nn_mlp_tokens(tok, 7, 5), 9, 0, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_mlp_predict: row 1, position 1: token 5 is outside [0, 5)");
    for (k = 0; k < 3; k++) free(g[k]);
    nn_mlp_destroy(m);
}
/* the optimizer in the epilogue gives the bits of gradients in memory, then nn_update_apply: every optimizer, odd sizes, threads, tokens */
static void fused(void)
{
    static const size_t hidden[] = { 33, 64, 31 };
    int opt, thr, tok;
    for (tok = 0; tok < 2; tok++) for (opt = NN_OPT_SGD; opt < NN_OPT_END; opt++) for (thr = 1; thr <= 2; thr++) {
        nn_mlp *a = make(40, hidden, 3, 3, 5), *b = make(40, hidden, 3, 3, 5);
        nn_mlp_work w = NN_ZERO;
        nn_mlp_run run = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_update_desc ud = NN_ZERO;
        nn_update u;
        const nn_update *us[8];
        size_t np = a->n_params, i, step;
        float *mem = (float *)calloc(5 * np, 4), *g = mem, *m1 = mem + np, *v1 = mem + 2 * np, *m2 = mem + 3 * np, *v2 = mem + 4 * np, x[37 * 40], dz[37 * 3];
        int32_t t[37 * 8];
        nn_mlp_input in;
        for (i = 0; i < 37 * 8; i++) t[i] = (int32_t)(i * i % 5);
        in = tok ? nn_mlp_tokens(t, 8, 5) : nn_mlp_dense(x, 0);
        run.threads = thr;
        ud.kind = (nn_opt)opt; ud.lr = 0.01; ud.momentum = 0.9; ud.nesterov = opt == NN_OPT_SGD; ud.beta1 = 0.9; ud.beta2 = 0.99; ud.eps = 1e-8; ud.weight_decay = 0.01;
        CHECK_OK(nn_mlp_workspace_make(&w, a, 37, NN_WORK_BACKWARD | NN_WORK_TOKENS, NULL, NULL, &e), e);
        for (step = 1; step < 4; step++) {
            fill(x, 37 * 40, step);
            fill(dz, 37 * 3, 10 + step);
            ud.t = step;
            CHECK_OK(nn_update_make(&u, &ud, &e), e);
            for (i = 0; i < 8; i++) us[i] = &u;
            us[3] = NULL;
            CHECK_OK(nn_mlp_forward(a, &w, in, 37, &run, NULL, &e), e);
            CHECK_OK(nn_mlp_backward_update(a, &w, in, 37, &run, dz, us, m1, v1, NULL, &e), e);
            memset(g, 0, np * 4);
            run.threads = 1;
            CHECK_OK(nn_mlp_forward(b, &w, in, 37, &run, NULL, &e), e);
            CHECK_OK(nn_mlp_backward(b, &w, in, 37, &run, dz, g, NULL, &e), e);
            run.threads = thr;
            for (i = 0; i < 8; i++) if (us[i]) {
                nn_tensor v = nn_mlp_param(b, i, NULL);
                size_t at = (size_t)(nn_f32(&v) - b->params);
                nn_update_apply(&u, nn_f32(&v), m2 + at, v2 + at, g + at, nn_tensor_count(&v));
            }
            CHECK(memcmp(a->params, b->params, np * 4) == 0);
            CHECK(memcmp(m1, m2, np * 4) == 0);
            CHECK(memcmp(v1, v2, np * 4) == 0);
        }
        nn_mlp_workspace_free(&w);
        nn_mlp_destroy(a);
        nn_mlp_destroy(b);
        free(mem);
    }
}
static void names(void)
{
    CHECK(nn_name_match(NULL, "a"));
    CHECK(nn_name_match("layers.*", "layers.0.0.weight"));
    CHECK(!nn_name_match("layers.*", "head.0.weight"));
    CHECK(nn_name_match("*.bias", "head.0.bias"));
    CHECK(nn_name_match("head.*,*.bias", "layers.1.0.bias"));
    CHECK(nn_name_match("!head.*", "layers.1.0.bias"));
    CHECK(!nn_name_match("!head.*", "head.0.bias"));
    CHECK(!nn_name_match("*,!*.bias", "head.0.bias"));
    CHECK(nn_name_match("layers.?.0.*", "layers.3.0.bias"));
    CHECK(!nn_name_match("layers.?.0.*", "layers.13.0.bias"));
    CHECK(nn_name_match("*a*b*c", "xxaxxbxbxcc"));
    CHECK(!nn_name_match("", "a"));
}
static void state_and_load(void)
{
    static const size_t hidden[] = { 6, 5 };
    nn_mlp *m = make(4, hidden, 2, 3, 1), *o = make(4, hidden, 2, 3, 2);
    nn_dict d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_load_report r = NN_ZERO;
    nn_load_desc ld = NN_ZERO;
    nn_tensor extra = NN_ZERO, conv = NN_ZERO;
    static const char *const rename[] = { "encoder.", "layers.", "fc.", "head.0." };
    size_t i;
    CHECK_OK(nn_mlp_state(m, &d, NULL, 1, &e), e);
    CHECK_INT(d.count, 6);
    CHECK_STR(d.items[5].name, "head.0.bias");
    CHECK_OK(nn_mlp_load(o, &d, NULL, &r, &e), e);
    CHECK_INT(r.matched, 6);
    CHECK(memcmp(m->params, o->params, m->n_params * 4) == 0);
    /* f64 values, one missing, one unexpected, one of another shape */
    CHECK_OK(nn_tensor_convert(&conv, nn_dict_get(&d, "layers.0.0.weight"), NN_F64, NULL, &e), e);
    CHECK_OK(nn_dict_put(&d, "layers.0.0.weight", &conv, &e), e);
    CHECK_INT(nn_dict_remove(&d, "layers.1.0.bias"), 1);
    CHECK_OK(nn_tensor_make1(&extra, NN_F32, 3, NULL, &e), e);
    CHECK_OK(nn_dict_put(&d, "other", &extra, &e), e);
    CHECK_OK(nn_tensor_make2(&extra, NN_F32, 7, 5, NULL, &e), e);
    CHECK_OK(nn_dict_put(&d, "head.0.weight", &extra, &e), e);
    CHECK_OK(nn_mlp_init(o, 0, 9, NN_INIT_HE, 9, &e), e);
    CHECK_OK(nn_mlp_load(o, &d, NULL, &r, &e), e);
    CHECK_INT(r.matched, 4); CHECK_INT(r.missing, 1); CHECK_INT(r.unexpected, 1); CHECK_INT(r.reshaped, 1);
    CHECK(memcmp(m->layers[0].weight, o->layers[0].weight, 24 * 4) == 0);
    CHECK(memcmp(m->layers[2].weight, o->layers[2].weight, 15 * 4) != 0);
    for (i = 0; i < r.n_items; i++) if (r.items[i].result == NN_LOAD_MISSING) CHECK_STR(r.items[i].name, "layers.1.0.bias");
    ld.strict = 1;
    CHECK_INT(nn_mlp_load(o, &d, &ld, &r, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_mlp_load: strict: 1 missing, 1 unexpected, 1 of another shape, first 'layers.1.0.bias'");
    nn_load_report_free(&r);
    nn_dict_free(&d);
    /* other names: renamed, by order; zero matches is an error */
    for (i = 0; i < 6; i++) {
        static const char *const strange[] = { "encoder.0.0.weight", "encoder.0.0.bias", "encoder.1.0.weight", "encoder.1.0.bias", "fc.weight", "fc.bias" };
        nn_tensor v = nn_mlp_param(m, i, NULL);
        CHECK_OK(nn_dict_put(&d, strange[i], &v, &e), e);
    }
    CHECK_INT(nn_mlp_load(o, &d, NULL, NULL, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_mlp_load: nothing matches: looked for 'layers.0.0.weight' and 5 more, the dictionary has 6, first 'encoder.0.0.weight'");
    ld.rename = rename; ld.n_rename = 2;
    CHECK_OK(nn_mlp_load(o, &d, &ld, NULL, &e), e);
    CHECK(memcmp(m->params, o->params, m->n_params * 4) == 0);
    CHECK_OK(nn_mlp_init(o, 0, 9, NN_INIT_HE, 9, &e), e);
    memset(&ld, 0, sizeof ld);
    ld.by_order = 1; ld.strict = 1;
    CHECK_OK(nn_mlp_load(o, &d, &ld, NULL, &e), e);
    CHECK(memcmp(m->params, o->params, m->n_params * 4) == 0);
    nn_dict_free(&d);
    nn_mlp_destroy(m);
    nn_mlp_destroy(o);
}
/* twelve layers under sorted names, fc1, fc10, fc11, fc12, fc2: their order says nothing, and is refused; in their own order, and
 * sorted where no number goes down, they load */
static void sorted_names(void)
{
    static const char *const order[3][12] = {
        { "fc1", "fc10", "fc11", "fc12", "fc2", "fc3", "fc4", "fc5", "fc6", "fc7", "fc8", "fc9" },
        { "fc1", "fc2", "fc3", "fc4", "fc5", "fc6", "fc7", "fc8", "fc9", "fc10", "fc11", "fc12" },
        { "fc01", "fc02", "fc03", "fc04", "fc05", "fc06", "fc07", "fc08", "fc09", "fc10", "fc11", "fc12" } };
    size_t hidden[11], i, k;
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL, *o = NULL;
    nn_error e = NN_ZERO;
    for (i = 0; i < 11; i++) hidden[i] = 8;
    d.n_in = d.n_out = 8; d.hidden = hidden; d.n_hidden = 11; d.slope = -0.5;
    CHECK_INT(nn_mlp_create(&m, &d, &e), NN_E_ARG);          /* of a negative slope the derivative would be wrong */
    CHECK(strstr(e.msg, "slope") != NULL && m == NULL);
    d.slope = 0;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    d.seed = 2;
    CHECK_OK(nn_mlp_create(&o, &d, &e), e);
    for (k = 0; k < 3; k++) {
        nn_dict s = NN_ZERO;
        nn_load_desc ld = NN_ZERO;
        for (i = 0; i < 24; i++) {
            char name[32];
            nn_tensor v = nn_mlp_param(m, k ? i : 2 * (i / 2) + !(i & 1), NULL);
            (void)snprintf(name, sizeof name, "%s.%s", order[k][i / 2], (i & 1) == (k > 0) ? "bias" : "weight");
            CHECK_OK(nn_dict_put(&s, name, &v, &e), e);
        }
        ld.by_order = ld.strict = 1;
        CHECK_INT(nn_mlp_load(o, &s, &ld, NULL, &e), k ? NN_OK : NN_E_ARG);
        if (!k) CHECK_MSG(strstr(e.msg, "'fc12.weight' stands before 'fc2.bias'") != NULL, "%s", e.msg);
        else CHECK(memcmp(m->params, o->params, m->n_params * sizeof(float)) == 0);
        nn_dict_free(&s);
    }
    /* a new head has the model's activation */
    for (i = 0; i < m->n_layers; i++) if (m->layers[i].act != NN_ACT_IDENTITY) m->layers[i].act = NN_ACT_TANH;
    CHECK_OK(nn_mlp_replace_head(m, 3, hidden, 2, NN_INIT_HE, 3, &e), e);
    CHECK_INT(m->layers[m->n_layers - 2].act, NN_ACT_TANH);
    CHECK_INT(m->layers[m->n_layers - 1].act, NN_ACT_IDENTITY);
    nn_mlp_destroy(m);
    nn_mlp_destroy(o);
}
static void desc_from_state(void)
{
    int naming;
    for (naming = 0; naming <= NN_NAMES_ORIGINAL; naming++) {
        nn_mlp_desc d = NN_ZERO, g = NN_ZERO;
        nn_mlp_layer_desc layers[32];
        nn_mlp *m = NULL, *o = NULL;
        nn_dict dict = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_load_desc strict = NN_ZERO;
        size_t l;
        d.n_in = 16; d.n_out = 3; d.arch = NN_ARCH_TAPERED; d.names = (nn_mlp_naming)naming;
        CHECK_OK(nn_mlp_create(&m, &d, &e), e);
        CHECK_OK(nn_mlp_state(m, &dict, NULL, 0, &e), e);
        CHECK_OK(nn_mlp_desc_from_state(&g, layers, 32, &dict, &e), e);
        CHECK_OK(nn_mlp_create(&o, &g, &e), e);
        strict.strict = 1;
        if (naming != NN_NAMES_NETWORK) {                 /* there the bare layer shifts the indices and nothing tells it */
            CHECK_OK(nn_mlp_load(o, &dict, &strict, NULL, &e), e);
            CHECK_INT(o->n_backbone, m->n_backbone);
            for (l = 0; naming == NN_NAMES_ORIGINAL && l < m->n_layers; l++) CHECK_INT(o->layers[l].act, m->layers[l].act);
        } else CHECK_INT(o->n_params, m->n_params);
        nn_dict_free(&dict);
        nn_mlp_destroy(m);
        nn_mlp_destroy(o);
    }
}
/* 4,095 layers of a head and the output are the 4,096 that are allowed; one more is not */
static void most_layers(void)
{
    nn_mlp_layer_desc *head = (nn_mlp_layer_desc *)calloc(NN_MLP_MAX_LAYERS, sizeof *head);
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < NN_MLP_MAX_LAYERS; i++) head[i].width = 1;
    d.n_in = d.n_out = 1;
    d.head = head;
    d.n_head = NN_MLP_MAX_LAYERS - 1;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    if (m) CHECK_INT(m->n_layers, NN_MLP_MAX_LAYERS);
    nn_mlp_destroy(m);
    m = NULL;
    d.n_head++;
    CHECK_INT(nn_mlp_create(&m, &d, &e), NN_E_LIMIT);
    free(head);
}

static void heads_and_freezing(void)
{
    static const size_t hidden[] = { 8, 8 }, head[] = { 6 };
    nn_mlp_layer_desc hd[1] = { { 5, NN_ACT_TANH, 0 } };
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL, *c = NULL;
    nn_error e = NN_ZERO;
    size_t n;
    uint64_t before;
    char text[2048];
    d.n_in = 4; d.n_out = 3; d.hidden = hidden; d.n_hidden = 2; d.head = hd; d.n_head = 1;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    before = backbone_hash(m);
    (void)nn_mlp_backbone_bytes(m, &n);
    CHECK_INT(n, (4 * 8 + 8 + 64 + 8) * 4);
    CHECK_INT(nn_mlp_freeze(m, "layers.*", 1), 4);
    CHECK_OK(nn_mlp_replace_head(m, 7, NULL, 0, NN_INIT_DEFAULT, 3, &e), e);
    CHECK_INT(m->n_layers, 4); CHECK_INT(m->n_out, 7); CHECK_INT(m->layers[2].n_out, 5); CHECK_INT(m->layers[2].act, NN_ACT_TANH);
    CHECK(backbone_hash(m) == before);
    CHECK_INT(m->layers[1].frozen_weight, 1); CHECK_INT(m->layers[3].frozen_weight, 0);
    CHECK_OK(nn_mlp_replace_head(m, 2, head, 1, NN_INIT_HE, 3, &e), e);
    CHECK_INT(m->layers[2].n_out, 6); CHECK_INT(m->layers[2].act, NN_ACT_RELU); CHECK_STR(m->layers[3].name, "head.2");
    CHECK_OK(nn_mlp_replace_head(m, 2, head, 0, NN_INIT_HE, 3, &e), e);
    CHECK_INT(m->n_layers, 3);
    CHECK(backbone_hash(m) == before);
    CHECK_INT(nn_mlp_replace_head(m, 0, NULL, 0, NN_INIT_HE, 3, &e), NN_E_ARG);
    CHECK_OK(nn_mlp_copy(&c, m, NULL, &e), e);
    CHECK(memcmp(c->params, m->params, m->n_params * 4) == 0 && c->params != m->params);
    n = nn_mlp_summary(m, text, sizeof text);
    CHECK(strlen(text) == n && strstr(text, "frozen") && strstr(text, "layers.0.0"));
    CHECK_INT(nn_mlp_summary(m, text, 10), n);
    nn_mlp_destroy(m);
    nn_mlp_destroy(c);
}
static void dropout(void)
{
    static const size_t hidden[] = { 64, 64 };
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL;
    nn_mlp_work w = NN_ZERO;
    nn_mlp_run run = NN_ZERO;
    nn_error e = NN_ZERO;
    float x[32 * 8], z[32], dz[32], up, down, h = 1e-2f;
    const float *out;
    size_t i, zeros = 0, k;
    float *g;
    d.n_in = 8; d.n_out = 1; d.hidden = hidden; d.n_hidden = 2; d.dropout = 0.25; d.act = NN_ACT_TANH;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    CHECK(m->layers[2].dropout == 0);
    fill(x, 32 * 8, 2);
    CHECK_OK(nn_mlp_workspace_make(&w, m, 32, NN_WORK_BACKWARD, NULL, NULL, &e), e);
    run.train = 1; run.seed = 5;
    CHECK_OK(nn_mlp_forward(m, &w, nn_mlp_dense(x, 0), 32, &run, &out, &e), e);
    memcpy(z, out, sizeof z);
    for (i = 0; i < 32 * 64; i++) { zeros += !w.mask[0][i]; if (w.mask[0][i]) CHECK(w.drop[0][i] == w.post[0][i] * (1.0f / 0.75f)); }
    CHECK(zeros > 400 && zeros < 620);
    CHECK_OK(nn_mlp_forward(m, &w, nn_mlp_dense(x, 0), 32, &run, &out, &e), e);
    CHECK(memcmp(z, out, sizeof z) == 0);
    run.step = 1;
    CHECK_OK(nn_mlp_forward(m, &w, nn_mlp_dense(x, 0), 32, &run, &out, &e), e);
    CHECK(memcmp(z, out, sizeof z) != 0);
    /* the gradient through the same masks */
    g = (float *)calloc(m->n_params, sizeof(float));
    for (i = 0; i < 32; i++) dz[i] = 1;
    CHECK_OK(nn_mlp_backward(m, &w, nn_mlp_dense(x, 0), 32, &run, dz, g, NULL, &e), e);
    for (k = 0; k < m->n_params; k += 97) {
        float keep = m->params[k];
        double su = 0, sd = 0;
        m->params[k] = up = keep + h;
        CHECK_OK(nn_mlp_forward(m, &w, nn_mlp_dense(x, 0), 32, &run, &out, &e), e);
        for (i = 0; i < 32; i++) su += (double)out[i];
        m->params[k] = down = keep - h;
        CHECK_OK(nn_mlp_forward(m, &w, nn_mlp_dense(x, 0), 32, &run, &out, &e), e);
        for (i = 0; i < 32; i++) sd += (double)out[i];
        m->params[k] = keep;
        CHECK_NEAR(g[k], (su - sd) / (double)(up - down), 2e-3);
    }
    run.train = 0;
    CHECK_OK(nn_mlp_forward(m, &w, nn_mlp_dense(x, 0), 32, &run, &out, &e), e);
    CHECK(w.post[1][0] <= 1);
    free(g);
    nn_mlp_workspace_free(&w);
    nn_mlp_destroy(m);
}
static void task_vectors(void)
{
    static const size_t hidden[] = { 20, 20 };
    nn_mlp *pre = make(10, hidden, 2, 4, 1), *ft = make(10, hidden, 2, 4, 2), *f2 = make(10, hidden, 2, 4, 3);
    nn_dict p = NN_ZERO, f = NN_ZERO, g = NN_ZERO, ta = NN_ZERO, tb = NN_ZERO, out = NN_ZERO, neg = NN_ZERO;
    const nn_dict *both[2];
    nn_taskvec_info info = NN_ZERO;
    nn_error e = NN_ZERO;
    double w[2] = { 1, -1 }, cos[4], share, norms[4], all;
    size_t i, j, zero;
    pre->params[0] = 0.0f; ft->params[0] = -0.0f;           /* a signed zero that a sum can make */
    pre->params[1] = -0.0f; ft->params[1] = -0.0f;
    CHECK_OK(nn_mlp_state(pre, &p, NULL, 0, &e), e);
    CHECK_OK(nn_mlp_state(ft, &f, NULL, 0, &e), e);
    CHECK_OK(nn_mlp_state(f2, &g, NULL, 0, &e), e);
    CHECK_OK(nn_taskvec_make(&ta, &p, &f, "layers.*", &info, &e), e);
    CHECK_INT(info.tensors, 4); CHECK_INT(info.weights, 10 * 20 + 20 + 420); CHECK_INT(info.inexact, 0);
    CHECK_OK(nn_taskvec_make(&tb, &p, &g, "layers.*", NULL, &e), e);
    both[0] = &ta; both[1] = &tb;
    CHECK_OK(nn_taskvec_apply(&out, &p, &ta, 1, &e), e);
    CHECK_INT(out.count, 6);
    for (i = 0; i < 4; i++) CHECK(memcmp(out.items[i].value.data, f.items[i].value.data, nn_tensor_bytes(&f.items[i].value)) == 0);
    CHECK(memcmp(out.items[4].value.data, p.items[4].value.data, nn_tensor_bytes(&p.items[4].value)) == 0);
    nn_dict_free(&out);
    CHECK_OK(nn_taskvec_apply(&out, &p, &ta, 0, &e), e);
    for (i = 0; i < 6; i++) CHECK(memcmp(out.items[i].value.data, p.items[i].value.data, nn_tensor_bytes(&p.items[i].value)) == 0);
    nn_dict_free(&out);
    /* subtract; negate */
    CHECK_OK(nn_taskvec_sum(&out, both, w, 2, &e), e);
    for (i = 0; i < 4; i++) for (j = 0; j < nn_tensor_count(&out.items[i].value); j++)
        CHECK(nn_f64(&out.items[i].value)[j] == nn_f64(&ta.items[i].value)[j] - nn_f64(&tb.items[i].value)[j]);
    nn_dict_free(&out);
    CHECK_OK(nn_taskvec_sum(&neg, both, w + 1, 1, &e), e);
    CHECK(nn_f64(&neg.items[0].value)[5] == -nn_f64(&ta.items[0].value)[5]);
    CHECK_OK(nn_taskvec_binary(&out, &ta, &neg, NN_TASKVEC_DIVIDE, 0, &zero, &e), e);
    CHECK(nn_f64(&out.items[0].value)[5] == -1);
    CHECK_INT(zero, 2);
    nn_dict_free(&out);
    CHECK_OK(nn_taskvec_binary(&out, &ta, &tb, NN_TASKVEC_MULTIPLY, 0, NULL, &e), e);
    CHECK(nn_f64(&out.items[1].value)[3] == nn_f64(&ta.items[1].value)[3] * nn_f64(&tb.items[1].value)[3]);
    nn_dict_free(&out);
    CHECK_OK(nn_taskvec_interpolate(&out, &p, &f, 0.25, &e), e);
    CHECK_NEAR(nn_f64(&out.items[2].value)[7],
               0.75 * (double)nn_f32(&p.items[2].value)[7] + 0.25 * (double)nn_f32(&f.items[2].value)[7], 1e-15);
    nn_dict_free(&out);
    CHECK_OK(nn_taskvec_interpolate(&out, &p, &f, 1, &e), e);
    CHECK((float)nn_f64(&out.items[2].value)[7] == nn_f32(&f.items[2].value)[7]);
    nn_dict_free(&out);
    CHECK_OK(nn_taskvec_analogy(&out, &p, &f, &g, 1, &e), e);
    CHECK_NEAR(nn_f64(&out.items[2].value)[7], (double)nn_f32(&g.items[2].value)[7] + nn_f64(&ta.items[2].value)[7], 1e-15);
    nn_dict_free(&out);
    CHECK_OK(nn_taskvec_cosine(cos, both, 2, &e), e);
    CHECK(cos[0] == 1 && cos[1] == cos[2] && cos[1] > 0.3 && cos[1] < 0.7);      /* both share -pre */
    both[1] = &neg;
    CHECK_OK(nn_taskvec_cosine(cos, both, 2, &e), e);
    CHECK_NEAR(cos[1], -1, 1e-12);
    CHECK_OK(nn_taskvec_conflict(&share, NULL, both, 2, &e), e);
    CHECK(share == 1);
    all = nn_taskvec_norms(norms, &ta);
    CHECK_NEAR(all, info.norm, 1e-12);
    CHECK_NEAR(all * all, norms[0] * norms[0] + norms[1] * norms[1] + norms[2] * norms[2] + norms[3] * norms[3], 1e-9);
    CHECK(nn_dict_distance(&p, &p, NULL) == 0);
    CHECK(nn_dict_distance(&p, &f, NULL) > 0.5);
    /* DARE keeps the expectation */
    CHECK_OK(nn_taskvec_dare(&out, &ta, 0.5, 1, &e), e);
    for (j = zero = 0; j < 400; j++) {
        double v = nn_f64(&out.items[2].value)[j];
        zero += v == 0;
        if (v < 0 || v > 0) CHECK(v == nn_f64(&ta.items[2].value)[j] / 0.5);
    }
    CHECK(zero > 150 && zero < 250);
    nn_dict_free(&out);
    ft->params[3] = NAN;
    CHECK_INT(nn_taskvec_make(&out, &p, &f, NULL, NULL, &e), NN_E_NONFINITE);
    CHECK_INT(out.count, 0);
    CHECK_INT(nn_taskvec_make(&out, &p, &g, "none", NULL, &e), NN_E_ARG);
    nn_dict_free(&ta); nn_dict_free(&tb); nn_dict_free(&neg);
    nn_dict_free(&p); nn_dict_free(&f); nn_dict_free(&g);
    nn_mlp_destroy(pre); nn_mlp_destroy(ft); nn_mlp_destroy(f2);
}
/* TIES by hand: three vectors of five weights, keep 60 % */
static void ties(void)
{
    static double v[3][5] = { { 5, -4, 3, 1, 0.5 }, { -6, -1, 2, 2, 0.25 }, { 2, 3, -7, 0.5, 0 } };
    /* kept: 5 -4 3 | -6 2 2(both) | 2 3 -7   ->   sums 1, -1, -2, 2, 0   ->   means of the elected sign */
    static const double want[5] = { 3.5, -4, -7, 2, 0 };
    nn_dict d[3] = { NN_ZERO, NN_ZERO, NN_ZERO }, out = NN_ZERO;
    const nn_dict *t[3];
    nn_error e = NN_ZERO;
    size_t i, n = 5;
    for (i = 0; i < 3; i++) {
        nn_tensor x = nn_tensor_view(v[i], NN_F64, 1, &n);
        CHECK_OK(nn_dict_put(&d[i], "w", &x, &e), e);
        t[i] = &d[i];
    }
    CHECK_OK(nn_taskvec_ties(&out, t, 3, 0.6, 0, &e), e);
    for (i = 0; i < 5; i++) CHECK_NEAR(nn_f64(&out.items[0].value)[i], want[i], 1e-15);
    nn_dict_free(&out);
    for (i = 0; i < 3; i++) nn_dict_free(&d[i]);
}
static void *filled_alloc(size_t n, void *user)
{
    void *p = test_heap_alloc(n, user);
    if (p) memset(p, 0x7f, n);                   /* as doubles 1.4e306 */
    return p;
}
/* all are kept, whatever stood in the memory that is asked for */
static void ties_of_all(void)
{
    static double v[5] = { 5, -4, 3, 1, 0.5 };
    test_heap h = { 0 };
    nn_dict d = NN_ZERO, out = NN_ZERO;
    const nn_dict *t[1];
    nn_error e = NN_ZERO;
    size_t i, n = 5;
    nn_tensor x = nn_tensor_view(v, NN_F64, 1, &n);
    CHECK_OK(nn_dict_put(&d, "w", &x, &e), e);
    t[0] = &d;
    out.alloc = test_heap_hooks(&h);
    out.alloc.alloc = filled_alloc;
    CHECK_OK(nn_taskvec_ties(&out, t, 1, 1, 0, &e), e);
    for (i = 0; i < 5; i++) CHECK_NEAR(nn_f64(&out.items[0].value)[i], v[i], 0);
    nn_dict_free(&out);
    nn_dict_free(&d);
    CHECK_INT(h.live, 0);
}
/* equal magnitudes: as many as fit are kept, the earlier first; a conflict counts where two vectors speak */
static void ties_of_equals(void)
{
    static double v[2][4] = { { 1, -1, 1, 0 }, { -1, 0, 2, 3 } };
    static const double kept[4] = { 1, -1, 0, 0 };
    nn_dict d[2] = { NN_ZERO, NN_ZERO }, out = NN_ZERO;
    const nn_dict *t[2];
    nn_error e = NN_ZERO;
    double share = -1, per = -1;
    size_t i, n = 4;
    for (i = 0; i < 2; i++) {
        nn_tensor x = nn_tensor_view(v[i], NN_F64, 1, &n);
        CHECK_OK(nn_dict_put(&d[i], "w", &x, &e), e);
        t[i] = &d[i];
    }
    CHECK_OK(nn_taskvec_ties(&out, t, 1, 0.5, 0, &e), e);
    for (i = 0; i < 4; i++) CHECK_NEAR(nn_f64(&out.items[0].value)[i], kept[i], 0);
    CHECK_OK(nn_taskvec_conflict(&share, &per, t, 2, &e), e);
    CHECK_NEAR(share, 0.5, 1e-15);              /* of weights 0 and 2, the first */
    CHECK_NEAR(per, 0.5, 1e-15);
    nn_dict_free(&out);
    for (i = 0; i < 2; i++) nn_dict_free(&d[i]);
}
static void quantized(void)
{
    static const size_t hidden[] = { 12 };
    int kind;
    for (kind = NN_QUANT_INT8; kind <= NN_QUANT_BINARY; kind++) {
        nn_mlp *m = make(9, hidden, 1, 3, 1), *o = make(9, hidden, 1, 3, 2);
        nn_mlp_quant q = NN_ZERO;
        nn_dict d = NN_ZERO;
        nn_error e = NN_ZERO;
        size_t i, distinct = 0;
        q.how.kind = (nn_quant_kind)kind;
        q.how.per_channel = kind & 1;
        CHECK_OK(nn_mlp_quant_state(m, &d, &q, &e), e);
        CHECK_OK(nn_mlp_quant_load(o, &d, q.how.kind, &e), e);
        CHECK(memcmp(o->layers[0].bias, m->layers[0].bias, 12 * 4) == 0);
        CHECK_OK(nn_mlp_quantize(m, &q, &e), e);
        CHECK(memcmp(o->params, m->params, m->n_params * 4) == 0);
        CHECK(nn_mlp_quant_bytes(m, &q) < m->n_params * 4);
        if (kind == NN_QUANT_BINARY) {
            for (i = 1; i < 108; i++) distinct += fabsf(m->params[i]) != fabsf(m->params[0]);
            CHECK_INT(distinct, 0);
        }
        q.how.kind = NN_QUANT_NONE;
        q.precision = NN_BF16;
        CHECK_OK(nn_mlp_quantize(m, &q, &e), e);
        for (i = 0; i < m->n_params; i++) CHECK((bits(m->params[i]) & 0xFFFF) == 0);
        m->params[4] = INFINITY;
        q.how.kind = (nn_quant_kind)kind;
        q.precision = NN_DTYPE_NONE;
        CHECK_INT(nn_mlp_quantize(m, &q, &e), NN_E_NONFINITE);
        CHECK(strstr(e.msg, "layers.0.0.weight") != NULL);
        nn_dict_free(&d);
        nn_mlp_destroy(m);
        nn_mlp_destroy(o);
    }
}
/* every allocation fails once, and once for good: an error, no leak */
static void failing_allocator(void)
{
    static const size_t hidden[] = { 5, 4 };
    long k;
    int sticky, done = 0;
    for (sticky = 0; sticky < 2; sticky++) for (k = 1, done = 0; !done && k < 400; k++) {
        test_heap h = { 0 };
        nn_mlp_desc d = NN_ZERO;
        nn_mlp *m = NULL, *c = NULL;
        nn_mlp_packed *p = NULL;
        nn_mlp_work w = NN_ZERO;
        nn_dict a = NN_ZERO, b = NN_ZERO, t = NN_ZERO, o = NN_ZERO;
        const nn_dict *ts[1];
        nn_error e = NN_ZERO;
        nn_load_report r = NN_ZERO;
        nn_mlp_quant q = NN_ZERO;
        float x[6] = { 1, 2, 3, 4, 5, 6 }, y[4];
        nn_status s;
        h.fail_at = k;
        h.sticky = sticky;
        q.how.kind = NN_QUANT_INT8;
        d.n_in = 3; d.n_out = 2; d.hidden = hidden; d.n_hidden = 2; d.alloc = test_heap_hooks(&h);
        a.alloc = b.alloc = t.alloc = o.alloc = d.alloc;
        q.how.alloc = d.alloc;
        r.arena.alloc = d.alloc;
        ts[0] = &t;
        s = nn_mlp_create(&m, &d, &e);
        if (s == NN_OK) s = nn_mlp_copy(&c, m, NULL, &e);
        if (s == NN_OK) s = nn_mlp_replace_head(c, 2, hidden, 1, NN_INIT_HE, 1, &e);
        if (s == NN_OK) s = nn_mlp_replace_head(c, 2, hidden, 0, NN_INIT_HE, 1, &e);
        if (s == NN_OK) s = nn_mlp_workspace_make(&w, m, 2, NN_WORK_BACKWARD, NULL, &d.alloc, &e);
        if (s == NN_OK) s = nn_mlp_predict(m, y, nn_mlp_dense(x, 0), 2, 1, &e);
        if (s == NN_OK) s = nn_mlp_pack(&p, m, NULL, &e);
        if (s == NN_OK) s = nn_mlp_packed_predict(p, y, nn_mlp_dense(x, 0), 2, &e);
        if (s == NN_OK) s = nn_mlp_state(m, &a, NULL, 1, &e);
        if (s == NN_OK) s = nn_mlp_state(c, &b, NULL, 0, &e);
        if (s == NN_OK) s = nn_mlp_load(c, &a, NULL, &r, &e);
        if (s == NN_OK) s = nn_taskvec_make(&t, &a, &b, NULL, NULL, &e);
        if (s == NN_OK) s = nn_taskvec_ties(&o, ts, 1, 0, 0, &e);
        nn_dict_free(&o);
        if (s == NN_OK) s = nn_taskvec_apply(&o, &a, &t, 1, &e);
        if (s == NN_OK) s = nn_mlp_quantize(m, &q, &e);
        if (s == NN_OK) s = nn_mlp_quant_state(m, &a, &q, &e);
        if (s == NN_OK) done = 1;
        else CHECK_MSG(s == NN_E_NOMEM, "call %ld: status %d, %s", k, (int)s, e.msg);
        nn_load_report_free(&r);
        nn_dict_free(&a); nn_dict_free(&b); nn_dict_free(&t); nn_dict_free(&o);
        nn_mlp_workspace_free(&w);
        nn_mlp_packed_free(p);
        nn_mlp_destroy(m);
        nn_mlp_destroy(c);
        CHECK_MSG(h.live == 0, "call %ld leaks %ld blocks", k, h.live);
    }
    CHECK(done);
}
int main(void)
{
    RUN(presets); RUN(torch_init); RUN(forward_rows); RUN(packed); RUN(predict_any_rows); RUN(tokens); RUN(fused); RUN(names); RUN(state_and_load); RUN(desc_from_state); RUN(sorted_names);
    RUN(most_layers); RUN(heads_and_freezing); RUN(dropout); RUN(task_vectors); RUN(ties); RUN(ties_of_all); RUN(ties_of_equals); RUN(quantized); RUN(failing_allocator);
    return test_report();
}
