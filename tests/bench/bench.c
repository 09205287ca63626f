/* tests/bench/bench.c - the ground floor's speed: products, activations, vector math, updates, reductions
 *     make bench            everything
 *     build/bench gemm nt   only what contains a word
 * Shares are of the FMA peak that the first line measures in the same run. */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../../nn_tensor.h"
#include "bench.h"

typedef struct ctx {
    nn_gemm_desc d;
    float *x, *y, *z, *w;
    size_t n;
    nn_act act;
    void (*math)(float *, const float *, size_t);
    nn_update u;
} ctx;

static float *filled(size_t n, uint32_t seed)
{
    float *p = (float *)nn_mem_alloc(n * sizeof *p, NULL);
    size_t i;
    if (!p) { fprintf(stderr, "bench: out of memory\n"); exit(1); }
    for (i = 0; i < n; i++) { seed = seed * 1664525u + 1013904223u; p[i] = ((float)(seed >> 8) - 8388608.0f) / 8388608.0f; }
    return p;
}
static void call_gemm(void *v)  { ctx *c = (ctx *)v; if (nn_gemm(&c->d, NULL) != NN_OK) exit(1); }
static void call_f64(void *v)
{
    ctx *c = (ctx *)v;
    (void)nn_gemm_f64(c->d.m, c->d.n, c->d.k, 1.0, (double *)(void *)c->x, 0, c->d.trans_a, (double *)(void *)c->y, 0, c->d.trans_b, 0.0, (double *)(void *)c->z, 0, 1, NULL);
}
static void call_math(void *v)  { ctx *c = (ctx *)v; c->math(c->y, c->x, c->n); }
static void call_act(void *v)   { ctx *c = (ctx *)v; nn_act_forward(c->y, c->x, c->n, c->act, 0.0f); }
static void call_dact(void *v)  { ctx *c = (ctx *)v; nn_act_backward(c->y, c->x, c->z, c->n, c->act, 0.0f); }
static void call_update(void *v) { ctx *c = (ctx *)v; nn_update_apply(&c->u, c->x, c->y, c->z, c->w, c->n); }
static volatile double sink;
static void call_sum(void *v)   { ctx *c = (ctx *)v; sink = nn_sum_f32(c->x, c->n); }
static void call_dot(void *v)   { ctx *c = (ctx *)v; sink = nn_dot_f32(c->x, c->y, c->n); }
static void call_sumsq(void *v) { ctx *c = (ctx *)v; sink = nn_sumsq_f32(c->x, c->n); }
static void call_colsum(void *v) { ctx *c = (ctx *)v; nn_colsum(c->y, c->x, 32, c->n / 32, 0, 0); }
static void call_copy(void *v)  { ctx *c = (ctx *)v; memcpy(c->y, c->x, c->n * sizeof *c->x); }

/* what: "nn", "nt", "tn", "tt"; then an epilogue: "" or "_relu" or "_adam" */
static void gemm(const char *what, size_t m, size_t n, size_t k, int threads)
{
    static const nn_update_desc adam = { NN_OPT_ADAM, 1e-3, 0, 0, 0.9, 0.999, 1e-8, 0, 0, 3 };
    char name[40];
    ctx c;
    (void)snprintf(name, sizeof name, "gemm_%s", what);
    if (!bench_wanted(name)) return;
    memset(&c, 0, sizeof c);
    c.d.m = m;
    c.d.n = n;
    c.d.k = k;
    c.d.a = filled(m * k, 1);
    c.d.b = filled(k * n, 2);
    c.d.c = filled(m * n, 3);
    c.d.trans_a = what[0] == 't';
    c.d.trans_b = what[1] == 't';
    c.d.threads = threads;
    c.y = filled(m * n, 4);
    c.z = filled(m * n, 5);
    if (strstr(what, "relu")) { c.d.act = NN_ACT_RELU; c.d.bias = c.y; }
    if (strstr(what, "gelu")) { c.d.act = NN_ACT_GELU; c.d.bias = c.y; c.d.pre = c.z; }
    if (strstr(what, "adam")) {
        size_t i;
        for (i = 0; i < m * n; i++) c.z[i] *= c.z[i];
        (void)nn_update_make(&c.u, &adam, NULL);
        c.d.update = &c.u;
        c.d.update_m = c.y;
        c.d.update_v = c.z;
    }
    c.d.scratch_bytes = nn_gemm_scratch(&c.d);
    c.d.scratch = c.d.scratch_bytes ? nn_mem_alloc(c.d.scratch_bytes, NULL) : NULL;
    bench_print(name, m, n, k, threads, bench_run(call_gemm, &c), 2.0 * (double)m * (double)n * (double)k);
    nn_mem_free(c.d.scratch, c.d.scratch_bytes, NULL);
    nn_mem_free((void *)(uintptr_t)c.d.a, m * k * sizeof(float), NULL);
    nn_mem_free((void *)(uintptr_t)c.d.b, k * n * sizeof(float), NULL);
    nn_mem_free(c.d.c, m * n * sizeof(float), NULL);
    nn_mem_free(c.y, m * n * sizeof(float), NULL);
    nn_mem_free(c.z, m * n * sizeof(float), NULL);
}
static void gemms(void)
{
    static const size_t square[] = { 8, 16, 31, 32, 63, 64, 100, 128, 255, 256, 512, 1000, 1024, 2048, 4096 }, batch[] = { 1, 8, 32, 128 }, width[] = { 16, 64, 256, 512, 1024 };
    static const char *const kind[] = { "nn", "nt", "tn", "tt" };
    size_t i, j, t;
    for (i = 0; i < sizeof square / sizeof *square; i++) for (t = 0; t < 4; t++) gemm(kind[t], square[i], square[i], square[i], 1);
    for (i = 0; i < 4; i++)
        for (j = 0; j < 5; j++) {
            gemm("nt", batch[i], width[j], width[j], 1);          /* Y = X W^T  */
            gemm("nn", batch[i], width[j], width[j], 1);          /* dX = dY W  */
            gemm("tn", width[j], width[j], batch[i], 1);          /* dW = dY^T X */
            gemm("tt", batch[i], width[j], width[j], 1);
        }
    gemm("nt_relu", 32, 512, 512, 1);
    gemm("nt_gelu", 32, 512, 512, 1);
    gemm("tn_adam", 512, 512, 32, 1);
    gemm("nt", 32, 8, 100, 1);
    gemm("nt", 32, 8, 8, 1);
    gemm("tn", 8, 100, 32, 1);
    gemm("nt", 128, 32, 32, 1);
    gemm("tn", 32, 32, 128, 1);
    if (nn_thread_count(0) > 1) {
        static const size_t small[][3] = { { 32, 64, 64 }, { 32, 128, 128 }, { 32, 256, 256 }, { 32, 512, 512 }, { 128, 128, 128 }, { 1024, 1024, 1024 }, { 2048, 2048, 2048 } };
        for (i = 0; i < sizeof small / sizeof *small; i++)
            for (t = 1; t <= 2; t++) gemm("nn_threads", small[i][0], small[i][1], small[i][2], (int)t);
        for (i = 0; i < 4; i++) for (t = 1; t <= 2; t++) { gemm("nt_threads", 32, small[i][1], small[i][2], (int)t); gemm("tn_threads", small[i][1], small[i][2], 32, (int)t); }
    }
    for (i = 64; i <= 1024; i *= 4)
        for (t = 0; t < 4; t++) {
            char name[40];
            ctx c;
            (void)snprintf(name, sizeof name, "gemm_f64_%s", kind[t]);
            if (!bench_wanted(name)) continue;
            memset(&c, 0, sizeof c);
            c.d.m = c.d.n = c.d.k = i;
            c.d.trans_a = kind[t][0] == 't';
            c.d.trans_b = kind[t][1] == 't';
            c.x = (float *)calloc(i * i, 8);
            c.y = (float *)calloc(i * i, 8);
            c.z = (float *)calloc(i * i, 8);
            bench_peak_gflops /= 2.0;
            bench_print(name, i, i, i, 1, bench_run(call_f64, &c), 2.0 * (double)i * (double)i * (double)i);
            bench_peak_gflops *= 2.0;
            free(c.x);
            free(c.y);
            free(c.z);
        }
}
static void vectors(void)
{
    static const struct { const char *name; void (*fn)(float *, const float *, size_t); } math[] = {
        { "vexpf", nn_vexpf }, { "vlogf", nn_vlogf }, { "vtanhf", nn_vtanhf }, { "vsigmoidf", nn_vsigmoidf }, { "verff", nn_verff } };
    static const struct { const char *name; void (*fn)(void *); } plain[] = {
        { "sum_f32", call_sum }, { "dot_f32", call_dot }, { "sumsq_f32", call_sumsq }, { "colsum_32", call_colsum } };
    static const size_t sizes[] = { 64, 16384 };
    ctx c;
    size_t i, s, most = (size_t)1 << 24;
    int a;
    char name[40];
    memset(&c, 0, sizeof c);
    c.x = filled(most, 1);
    c.y = filled(most, 2);
    c.z = filled(most, 3);
    c.w = filled(most, 4);
    for (s = 0; s < 2; s++) {
        c.n = sizes[s];
        for (i = 0; i < 5; i++) if (bench_wanted(math[i].name)) { c.math = math[i].fn; bench_print(math[i].name, 1, c.n, 0, 1, bench_run(call_math, &c), 0.0); }
        for (a = 1; a < (int)NN_ACT_IDENTITY; a++) {
            c.act = (nn_act)a;
            (void)snprintf(name, sizeof name, "act_%s", nn_act_name(c.act));
            if (bench_wanted(name)) bench_print(name, 1, c.n, 0, 1, bench_run(call_act, &c), 0.0);
            (void)snprintf(name, sizeof name, "dact_%s", nn_act_name(c.act));
            if (bench_wanted(name)) bench_print(name, 1, c.n, 0, 1, bench_run(call_dact, &c), 0.0);
        }
        for (i = 0; i < 4; i++) if (bench_wanted(plain[i].name)) bench_print(plain[i].name, 1, c.n, 0, 1, bench_run(plain[i].fn, &c), 0.0);
    }
    for (a = 1; a <= 4; a++) {
        static const char *const opt[] = { "", "sgd", "adam", "adamw", "rmsprop" };
        nn_update_desc d = NN_ZERO;
        (void)snprintf(name, sizeof name, "update_%s", opt[a]);
        if (!bench_wanted(name)) continue;
        d.kind = (nn_opt)a;
        d.lr = 1e-3;
        d.momentum = a == 1 ? 0.9 : 0.0;
        d.beta1 = 0.9;
        d.beta2 = 0.999;
        d.eps = 1e-8;
        d.t = 3;
        (void)nn_update_make(&c.u, &d, NULL);
        memset(c.z, 0, most * sizeof *c.z);
        for (s = 0; s < 2; s++) { c.n = s ? 1 << 20 : 4096; bench_print(name, 1, c.n, 0, 1, bench_run(call_update, &c), 0.0); }
    }
    if (bench_wanted("copy_bandwidth")) {
        bench_time t;
        c.n = most;
        t = bench_run(call_copy, &c);
        printf("{\"name\": \"copy_bandwidth\", \"n\": %zu, \"threads\": 1, \"isa\": \"%s\", \"median\": %.4g, \"min\": %.4g, \"unit\": \"us\", \"gb_per_s\": %.3g}\n",
               most, nn_isa_name(), t.median * 1e6, t.min * 1e6, 8e-9 * (double)most / t.median);
    }
    nn_mem_free(c.x, most * sizeof(float), NULL);
    nn_mem_free(c.y, most * sizeof(float), NULL);
    nn_mem_free(c.z, most * sizeof(float), NULL);
    nn_mem_free(c.w, most * sizeof(float), NULL);
}
/* The ladder of docs/speed.md: Y = X W^T + b, relu, then W's Adam step, on 32 x 512 x 512, rung by rung. */
static float *lx, *lw, *ly, *lb, *lm, *lv, *lg, *lt;
static nn_update lu;
enum { LM = 32, LN = 512, LK = 512 };
static void ladder_naive(void *v)           /* one output at a time: each fma waits for the last */
{
    size_t i, j, k;
    (void)v;
    for (i = 0; i < LM; i++) for (j = 0; j < LN; j++) {
        float r = 0.0f;
        for (k = 0; k < LK; k++) r = nni_fmaf(lx[i * LK + k], lw[j * LK + k], r);
        ly[i * LN + j] = r;
    }
}
static void ladder_order(void *v)           /* k outside j, W turned: contiguous, but every sum goes to memory and back */
{
    size_t i, j, k;
    (void)v;
    for (i = 0; i < LM; i++) {
        for (j = 0; j < LN; j++) ly[i * LN + j] = 0.0f;
        for (k = 0; k < LK; k++) for (j = 0; j < LN; j++) ly[i * LN + j] = ly[i * LN + j] + lx[i * LK + k] * lt[k * LN + j];
    }
}
static void ladder_tiles(void *v)           /* blocks of 4 x 32 sums beside each other: a weight loaded once serves four rows, the sums stay in registers or L1 */
{
    size_t i, j, k, r, c;
    (void)v;
    for (i = 0; i < LM; i += 4) for (j = 0; j < LN; j += 32) {
        float s[4][32] = { { 0.0f } };
        for (k = 0; k < LK; k++) for (r = 0; r < 4; r++) for (c = 0; c < 32; c++) s[r][c] = s[r][c] + lx[(i + r) * LK + k] * lt[k * LN + j + c];
        for (r = 0; r < 4; r++) for (c = 0; c < 32; c++) ly[(i + r) * LN + j + c] = s[r][c];
    }
}
static void ladder_gemm(int fused)
{
    nn_gemm_desc d = NN_ZERO;
    size_t i, j;
    d.m = LM;
    d.n = LN;
    d.k = LK;
    d.a = lx;
    d.b = lw;
    d.trans_b = 1;
    d.c = ly;
    d.threads = 1;
    d.scratch = lg;
    d.scratch_bytes = LN * LK * sizeof(float);
    if (fused) { d.bias = lb; d.act = NN_ACT_RELU; }
    (void)nn_gemm(&d, NULL);
    if (!fused) {
        for (i = 0; i < LM; i++) for (j = 0; j < LN; j++) ly[i * LN + j] += lb[j];
        nn_act_forward(ly, ly, (size_t)LM * LN, NN_ACT_RELU, 0.0f);
    }
}
static void ladder_registers(void *v) { (void)v; ladder_gemm(0); }
static void ladder_fused(void *v)     { (void)v; ladder_gemm(1); }
static void ladder_step(int fused)
{
    nn_gemm_desc d = NN_ZERO;
    d.m = LN;
    d.n = LK;
    d.k = LM;
    d.a = ly;
    d.trans_a = 1;
    d.b = lx;
    d.threads = 1;
    d.c = fused ? lw : lg;
    if (fused) { d.update = &lu; d.update_m = lm; d.update_v = lv; }
    (void)nn_gemm(&d, NULL);
    if (!fused) nn_update_apply(&lu, lw, lm, lv, lg, (size_t)LN * LK);
}
static void ladder_two(void *v) { (void)v; ladder_step(0); }
static void ladder_one(void *v) { (void)v; ladder_step(1); }
static void ladder(void)
{
    static const struct { const char *name; void (*fn)(void *); } rung[] = {
        { "ladder_1_naive", ladder_naive }, { "ladder_2_order", ladder_order }, { "ladder_3_tiles", ladder_tiles }, { "ladder_4_registers", ladder_registers },
        { "ladder_5_fused", ladder_fused }, { "ladder_6_grad_then_adam", ladder_two }, { "ladder_7_grad_with_adam", ladder_one } };
    nn_update_desc d = NN_ZERO;
    size_t i, w = (size_t)LN * LK;
    if (!bench_wanted("ladder")) return;
    d.lr = 1e-9;
    d.beta1 = 0.9;
    d.beta2 = 0.999;
    d.eps = 1e-8;
    d.t = 3;
    (void)nn_update_make(&lu, &d, NULL);
    lx = filled((size_t)LM * LK, 1);
    ly = filled((size_t)LM * LN, 2);
    lw = filled(w, 3);
    lb = filled(LN, 4);
    lm = filled(w, 5);
    lv = filled(w, 6);
    lg = filled(w, 7);
    lt = filled(w, 8);
    for (i = 0; i < w; i++) lv[i] *= lv[i];
    for (i = 0; i < 7; i++) bench_print(rung[i].name, LM, LN, LK, 1, bench_run(rung[i].fn, NULL), 2.0 * LM * LN * LK);
    nn_mem_free(lx, (size_t)LM * LK * 4, NULL);
    nn_mem_free(ly, (size_t)LM * LN * 4, NULL);
    nn_mem_free(lw, w * 4, NULL);
    nn_mem_free(lb, LN * 4, NULL);
    nn_mem_free(lm, w * 4, NULL);
    nn_mem_free(lv, w * 4, NULL);
    nn_mem_free(lg, w * 4, NULL);
    nn_mem_free(lt, w * 4, NULL);
}
int main(int argc, char **argv)
{
    bench_argc = argc;
    bench_argv = argv;
    bench_peak();
    ladder();
    gemms();
    vectors();
    return 0;
}
