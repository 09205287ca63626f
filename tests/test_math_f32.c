/* tests/test_math_f32.c - nn_tensor.h: float math and reductions: error in ulps, the same bits on every path */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_tensor.h"
#include "nn_test.h"

static const char *isas[4];
static int n_isas;
static int use_isa(const char *name)
{
    setenv("NN_ISA", name, 1);
    nni_isa_reset();
    return strcmp(nn_isa_name(), name) == 0;
}
typedef struct fun { const char *name; float (*one)(float); void (*many)(float *, const float *, size_t); double (*truth)(double); double ulps; } fun;
static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }
static const fun funs[5] = {
    { "exp", nn_expf, nn_vexpf, exp, 1.05 }, { "log", nn_logf, nn_vlogf, log, 0.85 }, { "tanh", nn_tanhf, nn_vtanhf, tanh, 1.4 },
    { "sigmoid", nn_sigmoidf, nn_vsigmoidf, sigmoid, 1.95 }, { "erf", nn_erff, nn_verff, erf, 1.1 } };

/* Distance from the true value in units of the last place of a float there. */
static double ulps(float got, double want)
{
    int e;
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got) ? 0.0 : 1e9;
    if (isinf(got) || isinf((float)want)) return got == (float)want || (fabs(want) > 3.4028234e38 && fabs((double)got) > 3.4028234e38) ? 0.0 : 1e9;
    (void)frexp(want, &e);
    return fabs((double)got - want) / ldexp(1.0, (e < -125 ? -125 : e) - 24);
}
/* Every 2,003rd of all 2^32 floats (NN_TEST_ALL=1: every one, minutes). */
static void error_in_ulps(void)
{
    enum { N = 4096 };
    static float x[N], y[N];
    uint64_t u = 0, step = getenv("NN_TEST_ALL") ? 1 : 2003;
    double worst[5] = { 0, 0, 0, 0, 0 };
    float at[5] = { 0, 0, 0, 0, 0 };
    int f, i, n;
    (void)use_isa(isas[n_isas - 1]);
    while (u < 0x100000000ull) {
        for (n = 0; n < N && u < 0x100000000ull; n++, u += step) x[n] = nni_u2f((uint32_t)u);
        for (f = 0; f < 5; f++) {
            funs[f].many(y, x, (size_t)n);
            for (i = 0; i < n; i++) {
                double d = ulps(y[i], funs[f].truth((double)x[i]));
                if (d > worst[f]) { worst[f] = d; at[f] = x[i]; }
            }
        }
    }
    for (f = 0; f < 5; f++) {
        printf("  %-7s worst %.3f ulp at %.9g\n", funs[f].name, worst[f], (double)at[f]);
        CHECK_MSG(worst[f] <= funs[f].ulps, "%s: %.3f ulp at %.9g, stated %.2f", funs[f].name, worst[f], (double)at[f], funs[f].ulps);
    }
}
static void same_bits(void)
{
    enum { N = 30011 };
    static float x[N], y[N];
    uint32_t s = 12345;
    int i, f, k;
    for (i = 0; i < N; i++) {
        s = s * 1664525u + 1013904223u;
        x[i] = i & 1 ? nni_u2f(s) : ((float)(s >> 8) - 8388608.0f) / 600000.0f;
    }
    for (k = 0; k < n_isas; k++) {
        CHECK(use_isa(isas[k]));
        for (f = 0; f < 5; f++) {
            int bad = 0;
            funs[f].many(y, x, N);
            for (i = 0; i < N; i++) if (nni_f2u(y[i]) != nni_f2u(funs[f].one(x[i]))) bad++;
            CHECK_MSG(bad == 0, "%s %s: %d of %d differ from the scalar", isas[k], funs[f].name, bad, N);
        }
    }
}
/* Every length up to 70 writes its elements and not one more. */
static void tails(void)
{
    float x[80], y[80];
    int n, i, f, k;
    for (k = 0; k < n_isas; k++) {
        (void)use_isa(isas[k]);
        for (n = 0; n <= 70; n++) for (f = 0; f < 5; f++) {
            for (i = 0; i < 80; i++) { x[i] = 0.25f * (float)(i + 1); y[i] = -7.0f; }
            funs[f].many(y, x, (size_t)n);
            for (i = 0; i < 80; i++) CHECK(nni_f2u(y[i]) == (i < n ? nni_f2u(funs[f].one(x[i])) : nni_f2u(-7.0f)));
            funs[f].many(x, x, (size_t)n);                               /* in place */
            for (i = 0; i < n; i++) CHECK(nni_f2u(x[i]) == nni_f2u(y[i]));
        }
    }
}
static void limits(void)
{
    const float inf = (float)INFINITY, nan = nni_u2f(0xFFC12345u);       /* a NaN with sign and payload comes out canonical */
    int f;
    for (f = 0; f < 5; f++) CHECK(nni_f2u(funs[f].one(nan)) == 0x7FC00000u);
    CHECK(nn_expf(0.0f) == 1.0f && nn_expf(-0.0f) == 1.0f && nn_expf(inf) == inf && nni_f2u(nn_expf(-inf)) == 0);
    CHECK(nn_expf(88.72283f) < inf && nn_expf(88.72285f) == inf && nn_expf(-103.97f) > 0.0f && nni_f2u(nn_expf(-103.98f)) == 0);
    CHECK(nn_expf(-87.5f) > 0.0f && nn_expf(-87.5f) < 1.17549435e-38f);   /* denormal results are kept */
    CHECK(nn_logf(0.0f) == -inf && nn_logf(-0.0f) == -inf && isnan(nn_logf(-1e-45f)) && isnan(nn_logf(-inf)) && nn_logf(inf) == inf && nni_f2u(nn_logf(1.0f)) == 0);
    CHECK(nn_tanhf(inf) == 1.0f && nn_tanhf(-inf) == -1.0f && nni_f2u(nn_tanhf(-0.0f)) == 0x80000000u && nn_tanhf(1e-40f) == 1e-40f);
    CHECK(nn_sigmoidf(0.0f) == 0.5f && nn_sigmoidf(inf) == 1.0f && nni_f2u(nn_sigmoidf(-inf)) == 0 && nn_sigmoidf(-100.0f) > 0.0f);
    CHECK(nn_erff(inf) == 1.0f && nn_erff(-inf) == -1.0f && nni_f2u(nn_erff(-0.0f)) == 0x80000000u && nn_erff(5.0f) == 1.0f);
}
/* docs/numerics.md, written out: lane i mod 16 of blocks of 4,096; tree 8-4-2-1; blocks in order. */
static double slow(const float *x, const float *y, size_t n, int kind)
{
    float total = 0.0f;
    double dtotal = 0.0;
    size_t at, i, h;
    for (at = 0; at < n; at += 4096) {
        float l[16] = { 0 };
        double d[16] = { 0 };
        for (i = at; i < n && i < at + 4096; i++) {
            float *q = &l[(i - at) % 16];
            if (kind == 0) *q = *q + x[i];
            if (kind == 1) *q = nni_fmaf(x[i], y[i], *q);
            if (kind == 2) d[(i - at) % 16] += (double)x[i] * (double)x[i];
        }
        for (h = 8; h; h /= 2) for (i = 0; i < h; i++) { l[i] = l[i] + l[i + h]; d[i] = d[i] + d[i + h]; }
        total = total + l[0];
        dtotal = dtotal + d[0];
    }
    return kind == 2 ? dtotal : (double)total;
}
static void reductions(void)
{
    static const size_t sizes[] = { 0, 1, 2, 7, 15, 16, 17, 31, 33, 100, 4095, 4096, 4097, 4112, 9000, 12289 };
    static float x[12289], y[12289];
    uint32_t s = 5;
    size_t i;
    int k;
    for (i = 0; i < 12289; i++) {
        s = s * 1664525u + 1013904223u;
        x[i] = ((float)(s >> 8) - 8388608.0f) / 1000.0f;
        s = s * 1664525u + 1013904223u;
        y[i] = ((float)(s >> 8) - 8388608.0f) / 8388608.0f;
    }
    for (k = 0; k < n_isas; k++) {
        (void)use_isa(isas[k]);
        for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            CHECK((double)nn_sum_f32(x, sizes[i]) == slow(x, y, sizes[i], 0));
            CHECK((double)nn_dot_f32(x, y, sizes[i]) == slow(x, y, sizes[i], 1));
            CHECK(nn_sumsq_f32(x, sizes[i]) == slow(x, y, sizes[i], 2));
        }
    }
}
static void denormals(void)
{
    CHECK(nn_denormals_ok());
#if defined(NNI_X86)
    {
        unsigned old = _mm_getcsr();
        int ftz, daz;
        _mm_setcsr(old | 0x8000u);                                     /* flush to zero */
        ftz = nn_denormals_ok();
        _mm_setcsr(old | 0x0040u);                                     /* denormals are zero */
        daz = nn_denormals_ok();
        _mm_setcsr(old);
        CHECK(!ftz && !daz && nn_denormals_ok());
    }
#endif
}
int main(void)
{
    static const char *const all[] = { "ref", "avx2", "avx512", "neon" };
    int i;
    for (i = 0; i < 4; i++) if (use_isa(all[i])) isas[n_isas++] = all[i];
    RUN(error_in_ulps);
    RUN(same_bits);
    RUN(tails);
    RUN(limits);
    RUN(reductions);
    RUN(denormals);
    return test_report();
}
