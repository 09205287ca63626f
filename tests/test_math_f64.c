/* tests/test_math_f64.c - nn_tensor.h: double functions against long double, NumPy's validation sets, and known values;
 * fma against the exact result; conversions over every half and bfloat16; reductions in the fixed order */
#define NN_IMPLEMENTATION
#include "../nn_tensor.h"
#include "nn_test.h"
#include <float.h>
#ifdef __TINYC__
#define TCC 1      /* its long double is not to be trusted as a reference */
#else
#define TCC 0
#endif

static uint64_t rs = 88172645463325252u;
static uint64_t rnd(void) { rs ^= rs << 13; rs ^= rs >> 7; rs ^= rs << 17; return rs; }
static double uni(double lo, double hi) { return lo + (hi - lo) * ((double)(rnd() >> 11) * 0x1p-53); }

/* distance of got from the exact value, in units of the exact value's last place as a double */
static double ulps(double got, long double want)
{
    int e;
    if (isnan(got) || isnan(want)) return isnan(got) && isnan(want) ? 0 : 1e9;
    if (isinf(got) || isinf((double)want)) return got == (double)want ? 0 : 1e9;
    if (want == 0) return got == 0 ? 0 : 1e9;
    (void)frexpl(want, &e);
    if (e < -1021) e = -1021;
    return (double)(fabsl((long double)got - want) / ldexpl(1.0L, e - 53));
}
static double nn_sin1(double x) { double s, c; nn_sincos(x, &s, &c); return s; }
static double nn_cos1(double x) { double s, c; nn_sincos(x, &s, &c); return c; }
static long double sigmoidl(long double x) { return 1.0L / (1.0L + expl(-x)); }

static void against_long_double(void)
{
    static const struct { const char *name; double (*f)(double); long double (*ref)(long double); double lo, hi, bound; } t[] = {
        { "exp",     nn_exp,     expl,     -1, 1, 0.52 },        { "exp",     nn_exp,     expl,     -708, 709.7, 0.52 },
        { "log",     nn_log,     logl,     0.5, 2, 0.52 },       { "log",     nn_log,     logl,     1e-300, 1e300, 0.52 },
        { "log",     nn_log,     logl,     0.999, 1.001, 0.52 }, { "log",     nn_log,     logl,     0.0, 1, 0.52 },
        { "log1p",   nn_log1p,   log1pl,   -1, 1, 0.53 },        { "log1p",   nn_log1p,   log1pl,   -1e-3, 1e-3, 0.53 },
        { "log1p",   nn_log1p,   log1pl,   -1, 1e6, 0.53 },      { "expm1",   nn_expm1,   expm1l,   -1, 1, 0.60 },
        { "expm1",   nn_expm1,   expm1l,   -40, 700, 0.60 },     { "expm1",   nn_expm1,   expm1l,   -1e-3, 1e-3, 0.60 },
        { "tanh",    nn_tanh,    tanhl,    -1, 1, 0.60 },        { "tanh",    nn_tanh,    tanhl,    -25, 25, 0.60 },
        { "tanh",    nn_tanh,    tanhl,    -1e-3, 1e-3, 0.60 },  { "sigmoid", nn_sigmoid, sigmoidl, -5, 5, 0.55 },
        { "sigmoid", nn_sigmoid, sigmoidl, -700, 60, 0.55 },     { "erf",     nn_erf,     erfl,     -1, 1, 0.85 },
        { "erf",     nn_erf,     erfl,     -7, 7, 0.85 },        { "erf",     nn_erf,     erfl,     -1e-3, 1e-3, 0.85 },
        { "sin",     nn_sin1,    sinl,     -7, 7, 0.60 },        { "cos",     nn_cos1,    cosl,     -7, 7, 0.60 },
        { "sin",     nn_sin1,    sinl,     -1e-3, 1e-3, 0.60 },  { "sin",     nn_sin1,    sinl,     -2100, 2100, 0.60 },
        { "cos",     nn_cos1,    cosl,     -1e6, 1e6, 0.60 },    { "sin",     nn_sin1,    sinl,     -1e15, 1e15, 0.60 } };
    size_t i, k;
    if (LDBL_MANT_DIG < 64 || TCC) SKIP("long double is no wider than double here");
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        double worst = 0, at = 0;
        for (k = 0; k < 60000; k++) {
            double x = uni(t[i].lo, t[i].hi), u = ulps(t[i].f(x), t[i].ref((long double)x));
            if (u > worst) { worst = u; at = x; }
        }
        CHECK_MSG(worst <= t[i].bound, "%s on [%g, %g]: %.3f ulp at %.17g", t[i].name, t[i].lo, t[i].hi, worst, at);
        printf("%-8s [%g, %g] worst %.3f ulp\n", t[i].name, t[i].lo, t[i].hi, worst);
    }
    {
        double worst = 0, ax = 0, ay = 0;
        for (k = 0; k < 200000; k++) {
            double x = k % 3 == 0 ? exp(uni(-700, 700)) : k % 3 == 1 ? uni(0.9, 1.1) : uni(0.9999, 1.0001), y = k % 2 ? uni(-20, 20) : floor(uni(-20000, 20000));
            long double want = powl((long double)x, (long double)y);
            double u;
            if (want > 1e308L || want < 1e-320L) continue;
            u = ulps(nn_pow(x, y), want);
            if (u > worst) { worst = u; ax = x; ay = y; }
        }
        CHECK_MSG(worst <= 0.70, "pow: %.3f ulp at %.17g, %.17g", worst, ax, ay);
        printf("pow worst %.3f ulp\n", worst);
    }
}
static void any_bits(void)   /* every exponent: finite where the exact value is, and <= 1 ulp among denormals too */
{
    size_t k;
    if (LDBL_MANT_DIG < 64 || TCC) SKIP("long double is no wider than double here");
    for (k = 0; k < 300000; k++) {
        double x, s, c;
        uint64_t u = rnd();
        memcpy(&x, &u, 8);
        CHECK_MSG(ulps(nn_exp(x), expl((long double)x)) <= 1, "exp(%.17g)", x);
        CHECK_MSG(ulps(nn_expm1(x), expm1l((long double)x)) <= 1, "expm1(%.17g)", x);
        if (x >= 0) CHECK_MSG(ulps(nn_log(x), logl((long double)x)) <= 1, "log(%.17g)", x);
        if (x >= -1) CHECK_MSG(ulps(nn_log1p(x), log1pl((long double)x)) <= 1, "log1p(%.17g)", x);
        CHECK_MSG(ulps(nn_tanh(x), tanhl((long double)x)) <= 1, "tanh(%.17g)", x);
        CHECK_MSG(ulps(nn_erf(x), erfl((long double)x)) <= 1, "erf(%.17g)", x);
        CHECK_MSG(ulps(nn_sigmoid(x), sigmoidl((long double)x)) <= 1, "sigmoid(%.17g)", x);
        if (fabs(x) < 1e300) {   /* glibc's sin and cos are within 0.55 ulp of exact over the whole range */
            nn_sincos(x, &s, &c);
            CHECK_MSG(ulps(s, (long double)sin(x)) <= 1.01 && ulps(c, (long double)cos(x)) <= 1.01, "sincos(%.17g)", x);
        }
    }
    for (k = 0; k < 50000; k++) {
        double x = uni(-745.5, -700);
        CHECK_MSG(ulps(nn_exp(x), expl((long double)x)) <= 1, "exp(%.17g)", x);
    }
}
static void special_values(void)
{
    double inf = HUGE_VAL, nan = nni_nan(), s, c;
    CHECK(nn_exp(inf) == inf); CHECK(nn_exp(-inf) == 0); CHECK(isnan(nn_exp(nan))); CHECK(nn_exp(0) == 1); CHECK(nn_exp(-0.0) == 1);
    CHECK(nn_exp(709.782712893384) < inf); CHECK(nn_exp(709.7827128933841) == inf);
    CHECK(nn_exp(-745.1332191019411) == 4.9406564584124654e-324); CHECK(nn_exp(-745.1332191019412) == 0);
    CHECK(nn_log(0) == -inf); CHECK(nn_log(-0.0) == -inf); CHECK(isnan(nn_log(-1))); CHECK(nn_log(inf) == inf); CHECK(nn_log(1) == 0); CHECK(isnan(nn_log(nan)));
    CHECK(nn_log1p(-1) == -inf); CHECK(isnan(nn_log1p(-1.5))); CHECK(nn_log1p(inf) == inf); CHECK(1 / nn_log1p(-0.0) == -inf); CHECK(isnan(nn_log1p(nan)));
    CHECK(nn_expm1(inf) == inf); CHECK(nn_expm1(-inf) == -1); CHECK(1 / nn_expm1(-0.0) == -inf); CHECK(isnan(nn_expm1(nan)));
    CHECK(nn_tanh(inf) == 1); CHECK(nn_tanh(-inf) == -1); CHECK(1 / nn_tanh(-0.0) == -inf); CHECK(isnan(nn_tanh(nan)));
    CHECK(nn_sigmoid(inf) == 1); CHECK(nn_sigmoid(-inf) == 0); CHECK(nn_sigmoid(0) == 0.5); CHECK(isnan(nn_sigmoid(nan)));
    CHECK(nn_erf(inf) == 1); CHECK(nn_erf(-inf) == -1); CHECK(1 / nn_erf(-0.0) == -inf); CHECK(isnan(nn_erf(nan)));
    nn_sincos(inf, &s, &c); CHECK(isnan(s) && isnan(c));
    nn_sincos(-0.0, &s, &c); CHECK(1 / s == -inf && c == 1);
    CHECK(nn_pow(nan, 0) == 1); CHECK(nn_pow(1, nan) == 1); CHECK(isnan(nn_pow(nan, 1))); CHECK(nn_pow(0, -1) == inf); CHECK(nn_pow(-0.0, -1) == -inf);
    CHECK(nn_pow(-0.0, 3) == 0 && 1 / nn_pow(-0.0, 3) == -inf); CHECK(nn_pow(-2, 3) == -8); CHECK(isnan(nn_pow(-2, 0.5))); CHECK(nn_pow(-1, inf) == 1);
    CHECK(nn_pow(0.5, inf) == 0); CHECK(nn_pow(2, inf) == inf); CHECK(nn_pow(2, -inf) == 0); CHECK(nn_pow(inf, -1) == 0); CHECK(nn_pow(-inf, 3) == -inf);
    CHECK(nn_pow(2, 1023) == 0x1p1023); CHECK(nn_pow(2, -1074) == 4.9406564584124654e-324); CHECK(nn_pow(2, 1024) == inf); CHECK(nn_pow(10, 2) == 100);
    CHECK(nn_pow(0.9, 1) == 0.9); CHECK(nn_pow(3, 5) == 243); CHECK(nn_pow(-2, 1025) == -inf);
}
/* NumPy's validation sets (float64 lines): dtype,input,output,ulperrortol */
static void numpy_validation_sets(void)
{
    static const struct { const char *name; double (*f)(double); } t[] = { { "exp", nn_exp }, { "log", nn_log }, { "log1p", nn_log1p }, { "expm1", nn_expm1 }, { "tanh", nn_tanh } };
    const char *dir = test_data();
    size_t i;
    if (!dir) SKIP("no data files");
    for (i = 0; i < 5; i++) {
        char path[1200], line[256];
        FILE *f;
        long n = 0;
        (void)snprintf(path, sizeof path, "%s/extra/numpy-umath/umath-validation-set-%s.csv", dir, t[i].name);
        f = fopen(path, "rb");
        CHECK_MSG(f != NULL, "cannot open %s", path);
        if (!f) continue;
        while (fgets(line, sizeof line, f)) {
            unsigned long long a, b;
            double x, y, got;
            if (sscanf(line, "np.float64,%llx,%llx", &a, &b) != 2) continue;
            memcpy(&x, &a, 8);
            memcpy(&y, &b, 8);
            got = t[i].f(x);
            n++;
            if (isnan(y)) { CHECK_MSG(isnan(got), "%s(%.17g)", t[i].name, x); continue; }
            CHECK_MSG(ulps(got, (long double)y) <= 1, "%s(%.17g): got %.17g, expected %.17g", t[i].name, x, got, y);
        }
        fclose(f);
        CHECK_MSG(n > 100, "%s: only %ld lines", t[i].name, n);
    }
}
static int same(double a, double b) { uint64_t x, y; memcpy(&x, &a, 8); memcpy(&y, &b, 8); return x == y || (isnan(a) && isnan(b)); }
static void fma_is_exact(void)
{
    size_t k;
    volatile double want;
    for (k = 0; k < 400000; k++) {
        uint64_t u = rnd(), v = rnd(), w = rnd();
        double a, b, c;
        memcpy(&a, &u, 8);
        memcpy(&b, &v, 8);
        memcpy(&c, &w, 8);
        if (k % 4 == 1) { a = uni(-2, 2); b = uni(-2, 2); c = uni(-4, 4); }
        if (k % 4 == 2) { a = uni(-2, 2); b = uni(-2, 2); c = -a * b; if (k & 8) c = nextafter(c, 9); }      /* cancels */
        if (k % 4 == 3) { a = ldexp(uni(1, 2), -500 - (int)(u % 60)); b = ldexp(uni(-2, 2), -500 - (int)(v % 60)); c = ldexp(uni(-2, 2), -1000 - (int)(w % 74)); if (k & 16) c = 0; }
        if (k % 64 == 5) c = ldexp(c, 60);
        if (k % 64 == 7) { a = (double)(int)(u % 64); b = ldexp(1, -(int)(v % 60)); c = 1; }                  /* ties */
        want = fma(a, b, c);
        CHECK_MSG(same(nni_fma_soft(a, b, c), want), "fma(%a, %a, %a): got %a, expected %a", a, b, c, nni_fma_soft(a, b, c), want);
        CHECK_MSG(same(nni_fma(a, b, c), want), "nni_fma(%a, %a, %a)", a, b, c);
    }
    /* 1 + 3/2 ulp less 2^-113: only the last-but-one sum, rounded to odd, still knows on which side of the tie it is */
    CHECK(same(nni_fma_soft(ldexp(1 + ldexp(1, -30), -53), 1 - ldexp(1, -30), 1 + ldexp(1, -52)), 1 + ldexp(1, -52)));
    CHECK(same(nni_fma_soft(-0.0, 1, -0.0), -0.0)); CHECK(same(nni_fma_soft(1, 1, -1), 0.0)); CHECK(isnan(nni_fma_soft(HUGE_VAL, 1, -HUGE_VAL)));
    CHECK(same(nni_fma_soft(1e300, 1e300, -HUGE_VAL), -HUGE_VAL)); CHECK(same(nni_fma_soft(1e-300, -1e-300, 0.0), -0.0));
}
static void nothing_contracts(void)   /* a product and a sum that a fused multiply-add would round differently */
{
    volatile double a = 1.0 + 0x1p-30, b = 1.0 - 0x1p-30, c = -1.0;
    double x = a, y = b, z = c, e;
    CHECK(nni_two_prod(x, y, &e) == 1.0 && e == -0x1p-60);
    CHECK(nn_dot_f64(&x, &y, 1) + z == 0.0);
}
static void halves(void)
{
    unsigned h;
    size_t k;
    for (h = 0; h < 65536; h++) {
        float f = nn_f16_to_f32((uint16_t)h), b = nn_bf16_to_f32((uint16_t)h);
        int nan16 = (h & 0x7fff) > 0x7c00, nanb = (h & 0x7fff) > 0x7f80;
        double m = h & 0x3ff, want = (h & 0x7c00) == 0 ? ldexp(m, -24) : ldexp(1024 + m, (int)(h >> 10 & 31) - 25);
        if ((h & 0x7c00) == 0x7c00) want = HUGE_VAL;
        if (nan16) CHECK(isnan(f)); else { CHECK(f == (float)(h & 0x8000 ? -want : want)); CHECK_INT(nn_f32_to_f16(f), h); }
        if (nanb) CHECK(isnan(b)); else CHECK_INT(nn_f32_to_bf16(b), h);
        if (!nan16 && (h & 0x7fff) < 0x7bff) {   /* halfway to the next and its neighbours */
            float g = nn_f16_to_f32((uint16_t)(h + 1)), mid = f + (g - f) * 0.5f;
            CHECK_INT(nn_f32_to_f16(mid), h & 1 ? h + 1 : h);
            CHECK_INT(nn_f32_to_f16(nextafterf(mid, f)), h);
            CHECK_INT(nn_f32_to_f16(nextafterf(mid, g)), h + 1);
        }
    }
    CHECK_INT(nn_f32_to_f16(65519.996f), 0x7bff); CHECK_INT(nn_f32_to_f16(65520.0f), 0x7c00); CHECK_INT(nn_f32_to_f16(1e30f), 0x7c00);
    CHECK_INT(nn_f32_to_bf16(3.4028235e38f), 0x7f80); CHECK_INT(nn_f32_to_f16(-0.0f), 0x8000); CHECK_INT(nn_f32_to_f16(2.9e-8f), 0); CHECK_INT(nn_f32_to_f16(2.99e-8f), 1);
    for (k = 0; k < 100000; k++) {   /* double to half: once, not by way of a rounded float */
        double x = ldexp(uni(-2, 2), (int)(rnd() % 32) - 18), got, lo, best;
        float f = nn_f16_to_f32(nn_f32_to_f16(nni_odd_f32(x)));
        uint16_t q = nn_f32_to_f16(f);
        got = fabs((double)f - x);
        lo = fabs((double)nn_f16_to_f32((uint16_t)(q - 1)) - x);
        best = fabs((double)nn_f16_to_f32((uint16_t)(q + 1)) - x);
        if ((q & 0x7fff) > 0 && (q & 0x7fff) < 0x7bff) CHECK_MSG(got <= lo && got <= best, "%a to half: %a", x, (double)f);
    }
    CHECK_INT(nn_f32_to_f16(nni_odd_f32(1.0 + 0x1p-11 + 0x1p-40)), 0x3c01);   /* a float in between would round to even: 3c00 */
}
static void converts(void)
{
    static const nn_dtype all[] = { NN_F32, NN_F64, NN_F16, NN_BF16, NN_I8, NN_I16, NN_I32, NN_I64, NN_U8, NN_U16, NN_U32, NN_U64, NN_BOOL };
    nn_error e = NN_ZERO;
    nn_tensor a = NN_ZERO, b = NN_ZERO, c = NN_ZERO;
    size_t i, j, k;
    CHECK_OK(nn_tensor_make1(&a, NN_F64, 4, NULL, &e), e);
    nn_f64(&a)[0] = 0; nn_f64(&a)[1] = 1; nn_f64(&a)[2] = 100; nn_f64(&a)[3] = 7;
    for (i = 0; i < 12; i++) for (j = 0; j < 12; j++) {
        CHECK_OK(nn_tensor_convert(&b, &a, all[i], NULL, &e), e);
        CHECK_OK(nn_tensor_convert(&c, &b, all[j], NULL, &e), e);
        for (k = 0; k < 4; k++) CHECK_MSG(nn_tensor_get_f64(&c, k) == nn_f64(&a)[k], "%s by way of %s", nn_dtype_name(all[j]), nn_dtype_name(all[i]));
        nn_tensor_free(&b);
        nn_tensor_free(&c);
    }
    nn_f64(&a)[2] = -128.9;
    CHECK_OK(nn_tensor_convert(&b, &a, NN_I8, NULL, &e), e); CHECK(nn_tensor_get_f64(&b, 2) == -128); nn_tensor_free(&b);
    CHECK_INT(nn_tensor_convert(&b, &a, NN_U8, NULL, &e), NN_E_ARG); CHECK_STR(e.msg, "nn_tensor_convert: element 2 does not fit: expected u8, got -128.90000000000001");
    CHECK(b.data == NULL);
    nn_f64(&a)[2] = nni_nan();
    CHECK_INT(nn_tensor_convert(&b, &a, NN_I64, NULL, &e), NN_E_ARG);
    CHECK_OK(nn_tensor_convert(&b, &a, NN_BOOL, NULL, &e), e); CHECK_INT(nn_u8(&b)[0], 0); CHECK_INT(nn_u8(&b)[2], 1); nn_tensor_free(&b);
    nn_f64(&a)[2] = 9223372036854775808.0;
    CHECK_INT(nn_tensor_convert(&b, &a, NN_I64, NULL, &e), NN_E_ARG);
    nn_f64(&a)[2] = -9223372036854775808.0;
    CHECK_OK(nn_tensor_convert(&b, &a, NN_I64, NULL, &e), e); CHECK(nn_i64(&b)[2] == INT64_MIN);
    CHECK_OK(nn_tensor_convert(&c, &b, NN_F32, NULL, &e), e); CHECK(nn_f32(&c)[2] == -9223372036854775808.0f);
    nn_i64(&b)[2] = ((int64_t)1 << 62) + ((int64_t)1 << 38) + 1;   /* above a float's tie by 1: a double in between would lose it */
    nn_tensor_free(&c);
    CHECK_OK(nn_tensor_convert(&c, &b, NN_F32, NULL, &e), e); CHECK(nn_f32(&c)[2] == (float)(((int64_t)1 << 62) + ((int64_t)1 << 39)));
    nn_tensor_free(&a); nn_tensor_free(&b); nn_tensor_free(&c);
    CHECK_OK(nn_tensor_scalar_text(&a, "x", NULL, &e), e);
    CHECK_INT(nn_tensor_convert(&b, &a, NN_F32, NULL, &e), NN_E_ARG);
    nn_tensor_free(&a);
}
static void reductions(void)
{
    static double x[10000], y[10000];
    size_t i, j, n;
    for (i = 0; i < 10000; i++) { x[i] = uni(-1, 1); y[i] = uni(-1, 1); }
    for (n = 0; n < 10000; n += n < 100 ? 1 : 997) {
        double total = 0, dot = 0;
        for (j = 0; j < n; j += 4096) {
            double l[16] = { 0 }, d[16] = { 0 };
            int w;
            for (i = j; i < n && i < j + 4096; i++) { l[(i - j) % 16] += x[i]; d[(i - j) % 16] += x[i] * y[i]; }
            for (w = 8; w; w /= 2) for (i = 0; (int)i < w; i++) { l[i] += l[i + (size_t)w]; d[i] += d[i + (size_t)w]; }
            total += l[0];
            dot += d[0];
        }
        CHECK(nn_sum_f64(x, n) == total);
        CHECK(nn_dot_f64(x, y, n) == dot);
    }
}
int main(void)
{
    RUN(against_long_double);
    RUN(any_bits);
    RUN(special_values);
    RUN(numpy_validation_sets);
    RUN(fma_is_exact);
    RUN(nothing_contracts);
    RUN(halves);
    RUN(converts);
    RUN(reductions);
    return test_report();
}
