/* tests/test_gemm.c - nn_tensor.h: every path of the products, epilogues and updates against the plain loops, bit for bit */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_tensor.h"
#include "nn_test.h"

static uint32_t seed = 1;
static float rnd(void) { seed = seed * 1664525u + 1013904223u; return ((float)(seed >> 8) - 8388608.0f) / 8388608.0f; }
static void fill(float *p, size_t n) { size_t i; for (i = 0; i < n; i++) p[i] = rnd(); }
/* same bits; NaNs of any payload are one */
static int same(const float *a, const float *b, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) if (memcmp(a + i, b + i, 4) != 0 && !(isnan(a[i]) && isnan(b[i]))) return 0;
    return 1;
}

/* The instruction sets of this machine, worst first; [0] is "ref". */
static const char *isas[4];
static int n_isas;
static int use_isa(const char *name)
{
    setenv("NN_ISA", name, 1);
    nni_isa_reset();
    return strcmp(nn_isa_name(), name) == 0;
}
static void find_isas(void)
{
    static const char *const all[] = { "ref", "avx2", "avx512", "neon" };
    int i;
    for (i = 0; i < 4; i++) if (use_isa(all[i])) isas[n_isas++] = all[i];
}

static void isa_choice(void)
{
    int i;
    unsetenv("NN_ISA");
    nni_isa_reset();
    CHECK(n_isas >= 1);
    CHECK_STR(nn_isa_name(), isas[n_isas - 1]);                    /* the best that can be asked for is what runs unasked */
    for (i = 0; i < n_isas; i++) {
        CHECK(use_isa(isas[i]));
        CHECK_STR(nn_isa_name(), isas[i]);
    }
    setenv("NN_ISA", "sse9", 1);
    nni_isa_reset();
    CHECK_STR(nn_isa_name(), isas[n_isas - 1]);
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__TINYC__)
    CHECK(__builtin_cpu_supports("avx512f") == 0 || strcmp(isas[n_isas - 1], "avx512") == 0 || !__builtin_cpu_supports("avx512bw"));
    CHECK((__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) == (n_isas >= 2));
#endif
}

/* docs/numerics.md: the compiler must not fuse what is written as two operations. */
static void contraction(void)
{
    volatile float a = 1.0f + 1.0f / 4096.0f, c = -(1.0f + 1.0f / 2048.0f);
    volatile double x = 1.0 + 1.0 / 134217728.0, z = -(1.0 + 1.0 / 67108864.0);
    CHECK(nni_probe_f32(a, a, c) == 0.0f);
    CHECK(nni_probe_f64(x, x, z) == 0.0);
    CHECK(nni_fmaf(a, a, c) == 1.0f / 16777216.0f);
    CHECK(nni_fma(x, x, z) > 0.0);
}
/* nni_fmaf against the C library's, also where the sum cancels or is denormal */
static void fma_exact(void)
{
    long i, bad = 0;
    for (i = 0; i < 400000; i++) {
        float a, b, c, got, want;
        uint32_t u[3];
        int j;
        for (j = 0; j < 3; j++) { seed = seed * 1664525u + 1013904223u; u[j] = seed ^ (seed >> 15); }
        a = nni_u2f(u[0]);
        b = nni_u2f(u[1]);
        c = nni_u2f(u[2]);
        if (i % 4 == 1) { c = -a * b; c = nni_u2f(nni_f2u(c) + (u[2] >> 30) - 2u); }
        if (i % 4 == 2) { a = nni_u2f((u[0] & 0x807FFFFFu) | 0x1F800000u); b = nni_u2f((u[1] & 0x807FFFFFu) | 0x20000000u); c = nni_u2f(u[2] & 0x800FFFFFu); }
        got = nni_fmaf(a, b, c);
        want = fmaf(a, b, c);
        if (!same(&got, &want, 1)) bad++;
    }
    CHECK_INT(bad, 0);
}

enum { ROOM = 90 * 90 };
static float A[ROOM], B[ROOM], C[ROOM], R[ROOM], M[ROOM], V[2 * ROOM], M2[ROOM], V2[2 * ROOM], P[ROOM], P2[ROOM], S[ROOM], C0[ROOM], bias[128];
static const size_t dims[] = { 1, 2, 3, 5, 7, 8, 11, 13, 15, 16, 17, 31, 33, 48, 64, 65 };
enum { DIMS = sizeof dims / sizeof *dims };

static void run_case(const nn_gemm_desc *plan, const char *what)
{
    nn_gemm_desc d = *plan;
    nn_error e = NN_ZERO;
    int i;
    memcpy(R, C0, sizeof R);
    memcpy(P2, C0, sizeof P2);
    d.c = R;
    if (d.pre) d.pre = P2;
    nn_gemm_ref(&d);
    for (i = 0; i < n_isas; i++) {
        (void)use_isa(isas[i]);
        memcpy(C, C0, sizeof C);
        memcpy(P, C0, sizeof P);
        d.c = C;
        if (d.pre) d.pre = P;
        CHECK_OK(nn_gemm(&d, &e), e);
        CHECK_MSG(same(C, R, ROOM), "%s %s: m %zu n %zu k %zu ta %d tb %d act %d dact %d", isas[i], what, d.m, d.n, d.k, d.trans_a, d.trans_b, (int)d.act, (int)d.dact);
        if (d.pre) CHECK_MSG(same(P, P2, ROOM), "%s %s: pre differs", isas[i], what);
    }
}
static void odd_shapes(void)
{
    size_t x, y, z;
    int t;
    fill(A, ROOM);
    fill(B, ROOM);
    fill(C0, ROOM);
    for (x = 0; x < DIMS; x++) for (y = 0; y < DIMS; y++) for (z = 0; z < DIMS; z++) for (t = 0; t < 4; t++) {
        nn_gemm_desc d = NN_ZERO;
        if ((x + y + z) % 2 && dims[x] > 20 && dims[y] > 20) continue;          /* half of the large ones: the loops are slow */
        d.m = dims[x];
        d.n = dims[y];
        d.k = dims[z];
        d.trans_a = t & 1;
        d.trans_b = t >> 1;
        d.a = A;
        d.b = B;
        if (x & 1) d.lda = (t & 1 ? d.m : d.k) + 1 + y % 5;
        if (y & 1) d.ldb = (t >> 1 ? d.k : d.n) + 1 + z % 7;
        if (z & 1) d.ldc = d.n + 1 + x % 3;
        if ((x + y + z) % 3 == 0) d.alpha = 0.3f;
        if ((x + 2 * y + z) % 4 == 0) d.beta = z & 1 ? 1.0f : -0.7f;
        run_case(&d, "plain");
    }
}
static void epilogues(void)
{
    static const size_t shape[][3] = { { 5, 7, 3 }, { 12, 32, 8 }, { 33, 17, 20 }, { 32, 50, 16 }, { 1, 65, 9 }, { 80, 66, 70 } };
    size_t s;
    int t, act, dact;
    fill(A, ROOM);
    fill(B, ROOM);
    fill(C0, ROOM);
    fill(S, ROOM);
    fill(bias, 128);
    for (s = 0; s < 6; s++) for (t = 0; t < 4; t++) for (act = 0; act <= (int)NN_ACT_IDENTITY; act++) for (dact = 0; dact <= (int)NN_ACT_IDENTITY; dact++) {
        nn_gemm_desc d = NN_ZERO;
        if (s == 5 && (act + dact) % 5) continue;
        d.m = shape[s][0];
        d.n = shape[s][1];
        d.k = shape[s][2];
        d.trans_a = t & 1;
        d.trans_b = t >> 1;
        d.a = A;
        d.b = B;
        d.ldc = d.n + 2;
        d.act = (nn_act)act;
        d.dact = (nn_act)dact;
        if (dact) { d.saved = S; d.ldsaved = d.n + 1; }
        if ((act + dact) % 2) d.bias = bias;
        if ((act + dact) % 3 == 0) { d.pre = P; d.ldpre = d.n + 3; }
        if (act == 2) d.slope = 0.2f;
        if ((act + t) % 4 == 0) { d.alpha = -1.5f; d.beta = 0.5f; }
        run_case(&d, "epilogue");
    }
}
static nn_update update_of(nn_opt kind, uint64_t t, int variant)
{
    nn_update_desc d = NN_ZERO;
    nn_update u = NN_ZERO;
    nn_error e = NN_ZERO;
    d.kind = kind;
    d.lr = 0.05;
    d.beta1 = variant & 1 ? 0.4 : 0.9;                              /* both branches of the lerp */
    d.beta2 = 0.99;
    d.eps = 1e-8;
    d.t = t;
    if (variant & 1) d.weight_decay = 0.1;
    if (variant & 2) d.momentum = 0.9;
    if (variant == 3) d.nesterov = kind == NN_OPT_SGD;
    if (variant == 4) { d.amsgrad = ROOM; d.beta2 = 0.1; }          /* the second step's v is often the smaller one */
    CHECK_OK(nn_update_make(&u, &d, &e), e);
    return u;
}
static void updates(void)
{
    static const size_t shape[][3] = { { 5, 7, 3 }, { 33, 17, 20 }, { 16, 50, 32 }, { 80, 66, 70 } };
    size_t s, n;
    int t, kind, variant, i;
    uint64_t step;
    nn_error e = NN_ZERO;
    fill(A, ROOM);
    fill(B, ROOM);
    for (s = 0; s < 4; s++) for (t = 0; t < 4; t++) for (kind = 1; kind < NN_OPT_END; kind++) for (variant = 0; variant < 5; variant++) {
        nn_gemm_desc d = NN_ZERO;
        nn_update u;
        if (variant == 4 && !(nn_opt_get((nn_opt)kind)->has & NN_OPT_HAS_AMSGRAD)) continue;
        fill(C0, ROOM);
        d.m = shape[s][0];
        d.n = shape[s][1];
        d.k = shape[s][2];
        d.trans_a = t & 1;
        d.trans_b = t >> 1;
        d.a = A;
        d.b = B;
        d.ldc = d.n + (size_t)t;
        d.alpha = t == 3 ? 0.25f : 0.0f;
        d.update = &u;
        d.update_m = M;
        d.update_v = V;
        memcpy(R, C0, sizeof R);
        memset(M2, 0, sizeof M2);
        memset(V2, 0, sizeof V2);
        for (step = 1; step <= 2; step++) {
            u = update_of((nn_opt)kind, step, variant);
            d.c = R;
            d.update_m = M2;
            d.update_v = V2;
            nn_gemm_ref(&d);
        }
        for (i = 0; i < n_isas; i++) {
            (void)use_isa(isas[i]);
            memcpy(C, C0, sizeof C);
            memset(M, 0, sizeof M);
            memset(V, 0, sizeof V);
            for (step = 1; step <= 2; step++) {
                u = update_of((nn_opt)kind, step, variant);
                d.c = C;
                d.update_m = M;
                d.update_v = V;
                CHECK_OK(nn_gemm(&d, &e), e);
            }
            CHECK_MSG(same(C, R, ROOM) && same(M, M2, ROOM) && same(V, V2, 2 * ROOM), "%s update %d variant %d shape %zu t %d", isas[i], kind, variant, s, t);
        }
    }
    /* a product with update = the product, then nn_update_apply */
    for (i = 0; i < n_isas; i++) {
        nn_update u = update_of(NN_OPT_ADAM, 1, 0);
        nn_gemm_desc d = NN_ZERO;
        (void)use_isa(isas[i]);
        n = 40 * 70;
        memcpy(C, C0, sizeof C);
        memcpy(R, C0, sizeof R);
        memset(M, 0, sizeof M);
        memset(V, 0, sizeof V);
        memset(M2, 0, sizeof M2);
        memset(V2, 0, sizeof V2);
        d.m = 40;
        d.n = 70;
        d.k = 32;
        d.trans_a = 1;
        d.a = A;
        d.b = B;
        d.c = P;
        CHECK_OK(nn_gemm(&d, &e), e);
        nn_update_apply(&u, R, M2, V2, P, n);
        d.c = C;
        d.update = &u;
        d.update_m = M;
        d.update_v = V;
        CHECK_OK(nn_gemm(&d, &e), e);
        CHECK(same(C, R, n) && same(M, M2, n) && same(V, V2, n));
    }
}
/* The packed way with several blocks of k, and every count of threads. */
static void large(void)
{
    static const size_t shape[][3] = { { 100, 70, 1100 }, { 203, 150, 530 }, { 97, 1040, 65 }, { 300, 12, 600 }, { 32, 300, 200 } };
    size_t s, total = 1100 * 203, i;
    float *a = (float *)malloc(total * 4), *b = (float *)malloc(total * 4), *c = (float *)malloc(total * 4), *r = (float *)malloc(total * 4);
    nn_error e = NN_ZERO;
    int t, k, th, beta;
    CHECK(a && b && c && r);
    if (!a || !b || !c || !r) { free(a); free(b); free(c); free(r); return; }
    fill(a, total);
    fill(b, total);
#ifdef _OPENMP
    omp_set_num_threads(4);
#endif
    for (s = 0; s < 5; s++) for (t = 0; t < 4; t++) for (beta = 0; beta < 2; beta++) {
        nn_gemm_desc d = NN_ZERO;
        d.m = shape[s][0];
        d.n = shape[s][1];
        d.k = shape[s][2];
        d.trans_a = t & 1;
        d.trans_b = t >> 1;
        d.a = a;
        d.b = b;
        d.ldc = d.n + s % 2;
        if (beta) d.beta = 0.5f; else { d.bias = b; d.act = NN_ACT_TANH; }
        for (i = 0; i < total; i++) r[i] = (float)(i % 7);
        d.c = r;
        nn_gemm_ref(&d);
        d.c = c;
        for (k = 1; k < n_isas; k++)
            for (th = 1; th <= 4; th++) {
                if (th > 1 && (beta || k + 1 < n_isas)) continue;
                (void)use_isa(isas[k]);
                d.threads = th;
                for (i = 0; i < total; i++) c[i] = (float)(i % 7);
                CHECK_OK(nn_gemm(&d, &e), e);
                CHECK_MSG(same(c, r, total), "%s: m %zu n %zu k %zu t %d threads %d", isas[k], d.m, d.n, d.k, t, th);
            }
    }
    free(a);
    free(b);
    free(c);
    free(r);
}
/* Row i of a batch = row i alone. */
static void rows_alone(void)
{
    static float x[40 * 70], w[50 * 70], y[40 * 50], one[50];
    nn_error e = NN_ZERO;
    size_t i;
    int k;
    fill(x, 40 * 70);
    fill(w, 50 * 70);
    for (k = 0; k < n_isas; k++) {
        nn_gemm_desc d = NN_ZERO;
        (void)use_isa(isas[k]);
        d.m = 40;
        d.n = 50;
        d.k = 70;
        d.a = x;
        d.b = w;
        d.trans_b = 1;
        d.c = y;
        d.bias = w;
        d.act = NN_ACT_GELU;
        CHECK_OK(nn_gemm(&d, &e), e);
        d.m = 1;
        d.c = one;
        for (i = 0; i < 40; i++) {
            d.a = x + i * 70;
            CHECK_OK(nn_gemm(&d, &e), e);
            CHECK(same(one, y + i * 50, 50));
        }
    }
}
static void doubles(void)
{
    enum { N = 130 * 130 };
    static double a[N], b[N], c[N], r[N];
    static const size_t more[][3] = { { 100, 60, 129 }, { 80, 130, 70 } };
    nn_error e = NN_ZERO;
    size_t x, y, z, i, j, l, m, n, k, ld[3];
    int t, q;
    for (i = 0; i < N; i++) { a[i] = (double)rnd() / 3.0; b[i] = (double)rnd() / 7.0; }
    for (x = 0; x < DIMS; x++) for (y = 0; y < DIMS; y++) for (z = 0; z < DIMS; z += 3) for (t = 0; t < 4; t++) {
        double alpha = x % 3 ? 1.0 : 0.3, beta = y % 4 ? 0.0 : -0.7;
        m = dims[x];
        n = dims[y];
        k = dims[z];
        if (x == 4 && y < 2 && z == 0) { m = more[y][0]; n = more[y][1]; k = more[y][2]; }
        ld[0] = (t & 1 ? m : k) + x % 2;
        ld[1] = (t >> 1 ? k : n) + y % 2;
        ld[2] = n;
        for (i = 0; i < m * n; i++) r[i] = (double)(i % 5);
        for (i = 0; i < m; i++) for (j = 0; j < n; j++) {
            double s = 0.0;
            for (l = 0; l < k; l++) s = nni_fma(t & 1 ? a[l * ld[0] + i] : a[i * ld[0] + l], t >> 1 ? b[j * ld[1] + l] : b[l * ld[1] + j], s);
            if (alpha < 1.0) s = alpha * s;
            r[i * n + j] = beta < 0.0 ? nni_fma(beta, r[i * n + j], s) : s;
        }
        for (q = 0; q < n_isas; q++) {
            (void)use_isa(isas[q]);
            for (i = 0; i < m * n; i++) c[i] = (double)(i % 5);
            CHECK_OK(nn_gemm_f64(m, n, k, alpha, a, ld[0], t & 1, b, ld[1], t >> 1, beta, c, ld[2], 1, &e), e);
            CHECK_MSG(memcmp(c, r, m * n * 8) == 0, "%s f64: m %zu n %zu k %zu t %d", isas[q], m, n, k, t);
        }
    }
}
/* A double product cut among threads holds the bits of one thread's, which doubles() compares with plain loops. */
static void doubles_threads(void)
{
    static const size_t shape[][3] = { { 203, 150, 130 }, { 61, 700, 70 }, { 900, 64, 60 }, { 3, 1100, 600 }, { 1500, 3, 400 } };
    const size_t total = 3 * 1100 + 1100 * 700;
    double *a = (double *)malloc(total * 8), *b = (double *)malloc(total * 8), *c = (double *)malloc(total * 8), *r = (double *)malloc(total * 8);
    nn_error e = NN_ZERO;
    size_t s, i;
    int t, q, th;
    CHECK(a && b && c && r);
    for (i = 0; a && b && i < total; i++) { a[i] = (double)rnd() / 3.0; b[i] = (double)rnd() / 7.0; }
#ifdef _OPENMP
    omp_set_num_threads(4);
#endif
    for (s = 0; c && r && s < 5; s++) for (t = 0; t < 4; t++) for (q = 1; q < n_isas; q++) for (th = 1; th <= 4; th++) {
        const size_t m = shape[s][0], n = shape[s][1], k = shape[s][2];
        double *out = th > 1 ? c : r;
        (void)use_isa(isas[q]);
        memset(out, 0xFF, m * n * 8);                   /* what no thread writes stays NaN */
        CHECK_OK(nn_gemm_f64(m, n, k, 1.0, a, t & 1 ? m : k, t & 1, b, t >> 1 ? k : n, t >> 1, 0.0, out, n, th, &e), e);
        CHECK_MSG(memcmp(out, r, m * n * 8) == 0, "%s f64: m %zu n %zu k %zu t %d threads %d", isas[q], m, n, k, t, th);
    }
    free(a);
    free(b);
    free(c);
    free(r);
}
/* Inf, NaN, denormals and -0 travel as the plain loops say; relu keeps NaN and makes -0 to +0. */
static void special_values(void)
{
    static const float odd[] = { 0.0f, -0.0f, 1e-40f, -1e-42f, 3e38f, -3e38f, 1.0f, 1.4e-45f };
    nn_gemm_desc d = NN_ZERO;
    size_t i;
    float x[4], y[4];
    int k;
    for (i = 0; i < ROOM; i++) { A[i] = odd[i * 7 % 8]; B[i] = odd[i * 5 % 8]; C0[i] = odd[i % 8]; }
    A[40] = (float)INFINITY;
    B[77] = (float)-INFINITY;
    A[333] = nni_u2f(0x7FC00000u);
    d.m = 33;
    d.n = 35;
    d.k = 20;
    d.a = A;
    d.b = B;
    run_case(&d, "special");
    d.trans_b = 1;
    d.act = NN_ACT_RELU;
    run_case(&d, "special");
    d.beta = 1.0f;
    d.act = NN_ACT_TANH;
    run_case(&d, "special");
    x[0] = nni_u2f(0x7FC00000u);
    x[1] = -0.0f;
    x[2] = -1.0f;
    x[3] = 1e-40f;
    for (k = 0; k < n_isas; k++) {
        (void)use_isa(isas[k]);
        nn_act_forward(y, x, 4, NN_ACT_RELU, 0.0f);
        CHECK(isnan(y[0]) && nni_f2u(y[1]) == 0 && nni_f2u(y[2]) == 0 && nni_f2u(y[3]) == nni_f2u(x[3]));
    }
}
/* is name one of a|b|c? */
static int listed(const char *name, const char *list)
{
    const size_t n = strlen(name);
    const char *p = list;
    for (; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
        if (strncmp(p, name, n) == 0 && (p[n] == 0 || p[n] == '|')) return 1;
    return 0;
}
static void bad_arguments(void)
{
    static const char *const names[] = { "sgd", "adam", "adamw", "rmsprop", "nadam", "lion" };
    int k;
    nn_gemm_desc d = NN_ZERO, ok;
    nn_update u = update_of(NN_OPT_ADAM, 1, 0);
    nn_update_desc ud = NN_ZERO;
    nn_error e = NN_ZERO;
    test_heap h = { 0, 0, 0, 0, 0 };
    d.m = 3;
    d.n = 4;
    d.k = 5;
    d.a = A;
    d.b = B;
    d.c = C;
    ok = d;
    CHECK_OK(nn_gemm(&d, &e), e);
    d.lda = 4;
    CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    CHECK(strstr(e.msg, "lda") != NULL && strstr(e.msg, "got 4") != NULL);
    d = ok; d.ldb = 3; CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    d = ok; d.ldc = 3; CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    d = ok; d.a = NULL; CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    d = ok; d.c = NULL; CHECK_INT(nn_gemm(&d, NULL), NN_E_ARG);
    d = ok; d.dact = NN_ACT_RELU; CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    d = ok; d.act = (nn_act)77; CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    d = ok; d.m = (size_t)-1 / 2; CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    d = ok; d.update = &u; CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    d = ok; d.update = &u; d.update_m = M; d.update_v = V; d.beta = 1.0f; CHECK_INT(nn_gemm(&d, &e), NN_E_ARG);
    d = ok; d.m = 0; CHECK_OK(nn_gemm(&d, &e), e);
    d = ok; d.k = 0; d.a = d.b = NULL; C[0] = C[11] = 5.0f; CHECK_OK(nn_gemm(&d, &e), e); CHECK(C[0] == 0.0f && C[11] == 0.0f);
    CHECK_INT(nn_gemm_f64(2, 2, 2, 1.0, NULL, 0, 0, NULL, 0, 0, 0.0, NULL, 0, 1, &e), NN_E_ARG);
    CHECK_INT(nn_update_make(&u, &ud, &e), NN_E_ARG);                                      /* t = 0 */
    ud.t = 1;
    ud.lr = nni_u2f(0x7FC00000u); CHECK_INT(nn_update_make(&u, &ud, &e), NN_E_ARG);
    ud.lr = -1.0; CHECK_INT(nn_update_make(&u, &ud, &e), NN_E_ARG);
    ud.lr = 0.1; ud.beta1 = 1.0; CHECK_INT(nn_update_make(&u, &ud, &e), NN_E_ARG);
    ud.kind = NN_OPT_SGD; ud.nesterov = 1; CHECK_INT(nn_update_make(&u, &ud, &e), NN_E_ARG);
    ud.nesterov = 0; ud.beta1 = 0.9; ud.beta2 = 0.99; ud.eps = 1e-8;
    for (k = 1; k < NN_OPT_END; k++) {                       /* each row refuses by name what it reads, and only that */
        static const struct { unsigned who; const char *name; } part[] = { { 0, "lr" }, { 0, "weight_decay" }, { NN_OPT_HAS_V, "eps" },
            { NN_OPT_HAS_M, "beta1" }, { NN_OPT_HAS_M | NN_OPT_HAS_V, "beta2" }, { NN_OPT_HAS_MOMENTUM, "momentum" }, { NN_OPT_HAS_NESTEROV, "dampening" } };
        const nn_opt_traits *row = nn_opt_get((nn_opt)k);
        int i;
        CHECK(row != NULL && strcmp(row->name, names[k - 1]) == 0 && row->formula[0] != 0);
        for (i = 0; i < 7; i++) {
            nn_update_desc bad = ud;
            double *field[7];
            field[0] = &bad.lr; field[1] = &bad.weight_decay; field[2] = &bad.eps; field[3] = &bad.beta1; field[4] = &bad.beta2; field[5] = &bad.momentum; field[6] = &bad.dampening;
            bad.kind = (nn_opt)k;
            CHECK_OK(nn_update_make(&u, &bad, &e), e);
            *field[i] = nni_u2f(0x7FC00000u);
            if (!part[i].who || (row->has & part[i].who)) {
                CHECK_INT(nn_update_make(&u, &bad, &e), NN_E_ARG);
                CHECK_MSG(strstr(e.msg, part[i].name) != NULL, "%s: %s", row->name, e.msg);
            } else CHECK_OK(nn_update_make(&u, &bad, &e), e);
        }
        { nn_update_desc most = ud;
          most.kind = (nn_opt)k; most.amsgrad = 1;
          CHECK((nn_update_make(&u, &most, &e) == NN_OK) == ((row->has & NN_OPT_HAS_AMSGRAD) != 0));
          if (!(row->has & NN_OPT_HAS_AMSGRAD)) CHECK(strstr(e.msg, "amsgrad goes with adam|adamw, got ") != NULL); }
        CHECK(listed(row->name, NN_OPT_WITH_MOMENTUM) == ((row->has & NN_OPT_HAS_MOMENTUM) != 0));
        CHECK(listed(row->name, NN_OPT_WITH_AMSGRAD) == ((row->has & NN_OPT_HAS_AMSGRAD) != 0));
    }
    CHECK(nn_opt_get(NN_OPT_DEFAULT) == nn_opt_get(NN_OPT_ADAM) && nn_opt_get((nn_opt)NN_OPT_END) == NULL && nn_opt_get((nn_opt)77) == NULL);
    CHECK_STR(NN_OPT_CHOICES, "sgd|adam|adamw|rmsprop|nadam|lion");
    ud.kind = (nn_opt)NN_OPT_END; CHECK_INT(nn_update_make(&u, &ud, &e), NN_E_ARG);
    /* memory: what packs fails cleanly; with scratch given, or when nothing packs, the hooks are never called */
    (void)use_isa(isas[n_isas - 1]);
    d = ok;
    d.m = 80;
    d.n = 64;
    d.k = 90;
    d.trans_b = 1;
    d.alloc = test_heap_hooks(&h);
    h.fail_at = 1;
    memset(C, 0, sizeof C);
    if (nn_gemm_scratch(&d) > 0 && n_isas > 1) {
        void *scratch;
        CHECK_INT(nn_gemm(&d, &e), NN_E_NOMEM);
        CHECK(C[0] == 0.0f && h.live == 0);
        h.fail_at = 0;
        CHECK_OK(nn_gemm(&d, &e), e);
        CHECK_INT(h.live, 0);
        h.calls = 0;
        d.scratch_bytes = nn_gemm_scratch(&d);
        d.scratch = scratch = nn_mem_alloc(d.scratch_bytes, NULL);
        CHECK_OK(nn_gemm(&d, &e), e);
        CHECK_INT(h.calls, 0);
        nn_mem_free(scratch, d.scratch_bytes, NULL);
    }
}
/* docs/numerics.md: p0 = [1,-2], gradients k [0.5,-0.25]. SGD is the same in every PyTorch; Adam's vectors are of 1.13, whose
 * first step 2.x shares and whose later steps differ by ulps (the lerp). */
static void torch_vectors(void)
{
    static const uint32_t want[3][6] = {
        { 0x3f666667u, 0xbff33333u, 0x3f4db0fcu, 0xbfe6d87eu, 0x3f352aa1u, 0xbfda9550u },
        { 0x3f63d70bu, 0xbff0a3d7u, 0x3f48da5bu, 0xbfe1e118u, 0x3f2e51d1u, 0xbfd35baau },
        { 0x3f673190u, 0xbff96f00u, 0x3f2b89fau, 0xbfea0014u, 0x3e879fb9u, 0xbfcf6905u } };
    int isa, o, k, i;
    for (isa = 0; isa < n_isas; isa++) for (o = 0; o < 3; o++) {
        float p[2] = { 1.0f, -2.0f }, m[2] = { 0.0f, 0.0f }, v[2] = { 0.0f, 0.0f }, g[2];
        (void)use_isa(isas[isa]);
        for (k = 1; k <= 3; k++) {
            nn_update_desc d = NN_ZERO;
            nn_update u;
            nn_error e = NN_ZERO;
            d.kind = o == 0 ? NN_OPT_ADAM : o == 1 ? NN_OPT_ADAMW : NN_OPT_SGD;
            d.lr = 0.1;
            d.beta1 = 0.9;
            d.beta2 = 0.999;
            d.eps = 1e-8;
            d.t = (uint64_t)k;
            if (o == 1) d.weight_decay = 0.1;
            if (o == 2) { d.weight_decay = 0.01; d.momentum = 0.9; d.nesterov = 1; }
            CHECK_OK(nn_update_make(&u, &d, &e), e);
            g[0] = 0.5f * (float)k;
            g[1] = -0.25f * (float)k;
            nn_update_apply(&u, p, m, v, g, 2);
            for (i = 0; i < 2; i++) {
                long diff = (long)nni_f2u(p[i]) - (long)want[o][2 * (k - 1) + i];
                CHECK_MSG(labs(diff) <= (o == 2 || k == 1 ? 0 : 2), "optimizer %d step %d weight %d: %08x", o, k, i, nni_f2u(p[i]));
            }
        }
    }
}
/* NAdam (weight decay 0.01), Adam and AdamW with amsgrad (beta2 0.5, so that v falls; AdamW's beta1 0.4): PyTorch 2.13's single-tensor
 * bits. Lion (weight decay 0.1): Chen et al. 2023, algorithm 2, in exact fractions with one rounding per operation of docs/numerics.md. */
static void later_vectors(void)
{
    static const float grads[4][2] = { { 2.0f, -1.0f }, { 0.5f, -0.25f }, { 0.25f, 0.125f }, { -0.125f, 1.0f } };
    static const struct { nn_opt kind; double beta1, beta2, decay; size_t amsgrad; uint32_t p[8]; } want[] = {
        { NN_OPT_NADAM, 0.9, 0.999, 0.01, 0,
          { 0x3f64f470u, 0xbff27a38u, 0x3f5cd1f6u, 0xbfee48f5u, 0x3f572932u, 0xbfeeafbdu, 0x3f568ebeu, 0xbff8bfe4u } },
        { NN_OPT_ADAM, 0.9, 0.5, 0.0, 2,
          { 0x3f666666u, 0xbff33333u, 0x3f536c43u, 0xbfe9b621u, 0x3f44ed4au, 0xbfe40688u, 0x3f3aec1eu, 0xbfe4e2e6u } },
        { NN_OPT_ADAMW, 0.4, 0.5, 0.1, 2,
          { 0x3f63d70au, 0xbff0a3d7u, 0x3f530130u, 0xbfe6f482u, 0x3f488967u, 0xbfe32e23u, 0x3f448e6bu, 0xbfea6f80u } },
        { NN_OPT_LION, 0.9, 0.99, 0.1, 0,
          { 0x3f63d70au, 0xbff0a3d7u, 0x3f47f62bu, 0xbfe16f00u, 0x3f2c5caau, 0xbfebfab1u, 0x3f1109d1u, 0xbff66b63u } } };
    int isa, o, k, i;
    for (isa = 0; isa < n_isas; isa++) for (o = 0; o < 4; o++) {
        float p[2] = { 1.0f, -2.0f }, m[2] = { 0.0f, 0.0f }, v[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
        (void)use_isa(isas[isa]);
        for (k = 1; k <= 4; k++) {
            nn_update_desc d = NN_ZERO;
            nn_update u;
            nn_error e = NN_ZERO;
            d.kind = want[o].kind; d.lr = 0.1; d.beta1 = want[o].beta1; d.beta2 = want[o].beta2; d.eps = 1e-8; d.weight_decay = want[o].decay;
            d.amsgrad = want[o].amsgrad; d.t = (uint64_t)k;
            CHECK_OK(nn_update_make(&u, &d, &e), e);
            nn_update_apply(&u, p, m, v, grads[k - 1], 2);
            for (i = 0; i < 2; i++) CHECK_MSG(nni_f2u(p[i]) == want[o].p[2 * (k - 1) + i], "row %d step %d weight %d: %08x", o, k, i, nni_f2u(p[i]));
        }
    }
    /* NAdam far on: the product of the b_t is long 0, the step is that of its limits; a NaN gradient shows in Lion's weight */
    for (isa = 0; isa < n_isas; isa++) {
        float p[1] = { 1.0f }, m[1] = { 0.5f }, v[1] = { 0.25f }, g[1] = { 0.5f };
        nn_update_desc d = NN_ZERO;
        nn_update u;
        nn_error e = NN_ZERO;
        (void)use_isa(isas[isa]);
        d.kind = NN_OPT_NADAM; d.lr = 0.1; d.beta1 = 0.9; d.beta2 = 0.999; d.eps = 0; d.t = 1000000;
        CHECK_OK(nn_update_make(&u, &d, &e), e);
        nn_update_apply(&u, p, m, v, g, 1);
        CHECK_MSG(fabsf(p[0] - 0.9f) < 1e-6f, "%.9g", (double)p[0]);
        d.kind = NN_OPT_LION; g[0] = nni_u2f(0x7FC00000u);
        CHECK_OK(nn_update_make(&u, &d, &e), e);
        nn_update_apply(&u, p, m, v, g, 1);
        CHECK(isnan(p[0]));
    }
}
/* f'(x) = (f(x + h) - f(x - h)) / 2h, f in double by libm */
static double act_double(nn_act a, double x)
{
    switch (a) {
    case NN_ACT_RELU:       return x > 0 ? x : 0;
    case NN_ACT_LEAKY_RELU: return x > 0 ? x : 0.01f * x;
    case NN_ACT_GELU:       return 0.5 * x * (1 + erf(x * sqrt(0.5)));
    case NN_ACT_GELU_TANH:  return 0.5 * x * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
    case NN_ACT_TANH:       return tanh(x);
    case NN_ACT_SIGMOID:    return 1 / (1 + exp(-x));
    case NN_ACT_SILU:       return x / (1 + exp(-x));
    case NN_ACT_DEFAULT: case NN_ACT_IDENTITY: break;
    }
    return x;
}
static void activations(void)
{
    enum { N = 403 };
    float x[N], y[N], g[N], dx[N];
    int a, i, k;
    for (i = 0; i < N; i++) { x[i] = (float)(i - 200) * 0.0371f + 0.001f; g[i] = 0.5f + (float)(i % 3); }
    for (k = 0; k < n_isas; k++) for (a = 1; a <= (int)NN_ACT_IDENTITY; a++) {
        nn_act act = (nn_act)a;
        (void)use_isa(isas[k]);
        nn_act_forward(y, x, N, act, 0.0f);
        nn_act_backward(dx, g, nn_act_needs_input(act) ? x : y, N, act, 0.0f);
        for (i = 0; i < N; i++) {
            double h = 1e-5, want = (act_double(act, (double)x[i] + h) - act_double(act, (double)x[i] - h)) / (2 * h);
            CHECK_NEAR(y[i], act_double(act, (double)x[i]), 4e-7 * (1 + fabs((double)x[i])));
            CHECK_NEAR(dx[i], want * (double)g[i], 3e-6);
        }
        CHECK(nn_act_parse(nn_act_name(act)) == act);
    }
    CHECK(nn_act_parse("swish") == NN_ACT_DEFAULT && nn_act_parse(NULL) == NN_ACT_DEFAULT);
}
static void column_sums(void)
{
    size_t i, j;
    int k, add;
    fill(A, ROOM);
    for (k = 0; k < n_isas; k++) for (add = 0; add < 2; add++) {
        float out[67], want[67];
        (void)use_isa(isas[k]);
        for (j = 0; j < 67; j++) {
            out[j] = (float)j;
            want[j] = add ? (float)j : 0.0f;
            for (i = 0; i < 31; i++) want[j] = want[j] + A[i * 70 + j];
        }
        nn_colsum(out, A, 31, 67, 70, add);
        CHECK(same(out, want, 67));
    }
}
int main(void)
{
    find_isas();
    RUN(isa_choice);
    RUN(contraction);
    RUN(fma_exact);
    RUN(odd_shapes);
    RUN(epilogues);
    RUN(updates);
    RUN(large);
    RUN(rows_alone);
    RUN(doubles);
    RUN(doubles_threads);
    RUN(special_values);
    RUN(bad_arguments);
    RUN(torch_vectors);
    RUN(later_vectors);
    RUN(activations);
    RUN(column_sums);
    return test_report();
}
