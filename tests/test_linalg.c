/* tests/test_linalg.c - nn_tensor.h [LINALG] and [QUANT]: reconstructions, orthogonality, known values, rank deficiency, extreme scales;
 * quantizers by hand-made cases, error bounds, every packing length, refusals */
#define NN_IMPLEMENTATION
#include "../nn_tensor.h"
#include "nn_test.h"

static nn_rng rng;
static void fill(double *x, size_t n) { nn_rng_normals(&rng, x, n); }
static double frob(const double *x, size_t n) { double s = 0; size_t i; for (i = 0; i < n; i++) s += x[i] * x[i]; return sqrt(s); }
static double orthogonality(const double *rows, size_t r, size_t n)   /* max |rows rows^T - 1| */
{
    double worst = 0;
    size_t i, j, k;
    for (i = 0; i < r; i++) for (j = 0; j < r; j++) {
        double s = 0;
        for (k = 0; k < n; k++) s += rows[i * n + k] * rows[j * n + k];
        s = fabs(s - (i == j));
        if (!(s <= worst)) worst = s;
    }
    return worst;
}
static int signs_follow_the_rule(const double *rows, size_t r, size_t n)
{
    size_t i, k;
    for (i = 0; i < r; i++) {
        size_t at = 0;
        for (k = 1; k < n; k++) if (fabs(rows[i * n + k]) > fabs(rows[i * n + at])) at = k;
        if (rows[i * n + at] < 0) return 0;
    }
    return 1;
}
static void svd_case(const double *a, size_t m, size_t n, size_t rank, const char *what)
{
    size_t r = m < n ? m : n, i, j, k;
    double *u = (double *)calloc(m * r + 1, 8), *s = (double *)calloc(r + 1, 8), *vt = (double *)calloc(r * n + 1, 8), *ut = (double *)calloc(m * r + 1, 8), *s2 = (double *)calloc(r + 1, 8);
    double norm = frob(a, m * n), err = 0;
    nn_error e = NN_ZERO;
    CHECK_OK(nn_svd(u, s, vt, a, m, n, NULL, &e), e);
    for (i = 0; i < m; i++) for (j = 0; j < n; j++) {
        double v = -a[i * n + j];
        for (k = 0; k < r; k++) v += u[i * r + k] * s[k] * vt[k * n + j];
        err += v * v;
    }
    CHECK_MSG(sqrt(err) <= 1e-13 * norm, "%s %zux%zu: |a - u s vt| = %g |a|", what, m, n, sqrt(err) / norm);
    for (i = 0; i < m; i++) for (k = 0; k < r; k++) ut[k * m + i] = u[i * r + k];
    CHECK_MSG(orthogonality(ut, r, m) < 1e-13, "%s %zux%zu: u off by %g", what, m, n, orthogonality(ut, r, m));
    CHECK_MSG(orthogonality(vt, r, n) < 1e-13, "%s %zux%zu: vt off by %g", what, m, n, orthogonality(vt, r, n));
    CHECK_MSG(signs_follow_the_rule(vt, r, n), "%s: signs", what);
    for (k = 1; k < r; k++) CHECK(s[k] <= s[k - 1] && s[k] >= 0);
    for (k = rank; k < r; k++) CHECK_MSG(s[k] <= 1e-14 * norm, "%s: s[%zu] = %g", what, k, s[k]);
    CHECK_OK(nn_svd(NULL, s2, NULL, a, m, n, NULL, &e), e);
    CHECK(memcmp(s, s2, r * sizeof *s) == 0);
    free(u); free(s); free(vt); free(ut); free(s2);
}
static void svd(void)
{
    static const size_t dim[] = { 1, 2, 3, 5, 8, 17, 40 };
    static double a[70 * 70], b[70 * 70];
    size_t x, y, i, j, k;
    double s[3], u[9], vt[9];
    nn_error e = NN_ZERO;
    rng = nn_rng_make(11, NN_STREAM_USER, 0);
    for (x = 0; x < 7; x++) for (y = 0; y < 7; y++) {
        size_t m = dim[x], n = dim[y], r = m < n ? m : n;
        fill(a, m * n); svd_case(a, m, n, r, "random");
        for (i = 0; i < m * n; i++) b[i] = ldexp(a[i], 600);
        svd_case(b, m, n, r, "huge");
        for (i = 0; i < m; i++) for (j = 0; j < n; j++) b[i * n + j] = a[i] * a[j];        /* rank 1 */
        svd_case(b, m, n, 1, "rank 1");
        for (i = 0; i < m; i++) for (j = 0; j < n; j++) b[i * n + j] = (i == j) * ldexp(1, -(int)i * 7) + 0;
        svd_case(b, m, n, r, "graded diagonal");
        for (i = 0; i < m * n; i++) b[i] = 0;
        b[0] = 1;
        svd_case(b, m, n, 1, "one entry");
        for (i = 0; i < m * n; i++) b[i] = 1;
        svd_case(b, m, n, 1, "ones");
        for (i = 0; i < m; i++) for (j = 0; j < n; j++) b[i * n + j] = 1.0 / (double)(i + j + 1);    /* Hilbert */
        svd_case(b, m, n, r, "hilbert");
    }
    /* [[3,0],[4,5]] has singular values sqrt 45 and sqrt 5 */
    a[0] = 3; a[1] = 0; a[2] = 4; a[3] = 5;
    CHECK_OK(nn_svd(u, s, vt, a, 2, 2, NULL, &e), e);
    CHECK_NEAR(s[0], 6.708203932499369, 1e-14); CHECK_NEAR(s[1], 2.23606797749979, 1e-14); CHECK_NEAR(vt[0], 0.7071067811865476, 1e-15);
    for (k = 0; k < 9; k++) a[k] = 0;      /* the zero matrix: any orthonormal vectors */
    CHECK_OK(nn_svd(u, s, vt, a, 3, 3, NULL, &e), e); CHECK(s[0] == 0 && s[2] == 0); CHECK(orthogonality(vt, 3, 3) < 1e-15);
    a[4] = HUGE_VAL; CHECK_INT(nn_svd(u, s, vt, a, 3, 3, NULL, &e), NN_E_NONFINITE);
    CHECK_OK(nn_svd(NULL, NULL, NULL, NULL, 0, 3, NULL, &e), e);
}
static void eigh(void)
{
    static double a[50 * 50], v[50 * 50], w[50], b[50 * 50];
    size_t n, i, j, k;
    nn_error e = NN_ZERO;
    rng = nn_rng_make(12, NN_STREAM_USER, 0);
    for (n = 1; n <= 50; n += n < 6 ? 1 : 11) {
        double err = 0, norm;
        fill(a, n * n);
        for (i = 0; i < n; i++) for (j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
        norm = frob(a, n * n);
        for (i = 0; i < n * n; i++) b[i] = a[i];
        for (i = 0; i < n; i++) for (j = i + 1; j < n; j++) b[i * n + j] = 99;                /* the upper triangle is not read */
        CHECK_OK(nn_eigh(w, v, b, n, NULL, &e), e);
        for (i = 0; i < n; i++) for (j = 0; j < n; j++) {
            double s = -a[i * n + j];
            for (k = 0; k < n; k++) s += v[k * n + i] * w[k] * v[k * n + j];
            err += s * s;
        }
        CHECK_MSG(sqrt(err) < 1e-13 * norm, "n = %zu: %g", n, sqrt(err) / norm);
        CHECK(orthogonality(v, n, n) < 1e-13);
        CHECK(signs_follow_the_rule(v, n, n));
        for (i = 1; i < n; i++) CHECK(w[i] <= w[i - 1]);
    }
    a[0] = 2; a[2] = 1; a[3] = 2;
    CHECK_OK(nn_eigh(w, v, a, 2, NULL, &e), e); CHECK_NEAR(w[0], 3, 1e-15); CHECK_NEAR(w[1], 1, 1e-15); CHECK_NEAR(v[0], 0.7071067811865476, 1e-15);
    CHECK_OK(nn_eigh(NULL, NULL, NULL, 0, NULL, &e), e);
    a[0] = nni_nan(); CHECK_INT(nn_eigh(w, v, a, 1, NULL, &e), NN_E_NONFINITE);
}
/* a symmetric matrix with chosen eigenvalues: q diag(w) q^T by random reflections */
static void symmetric(double *a, const double *w, size_t n)
{
    double x[40], y[40];
    size_t i, j, r;
    for (i = 0; i < n; i++) for (j = 0; j < n; j++) a[i * n + j] = i == j ? w[i] : 0;
    for (r = 0; r < 4; r++) {
        double xx = 0, xy = 0;
        fill(x, n);
        for (i = 0; i < n; i++) xx += x[i] * x[i];
        for (i = 0; i < n; i++) { y[i] = 0; for (j = 0; j < n; j++) y[i] += a[i * n + j] * x[j]; }
        for (i = 0; i < n; i++) xy += x[i] * y[i];
        for (i = 0; i < n; i++) for (j = 0; j <= i; j++)
            a[i * n + j] = a[j * n + i] = a[i * n + j] - 2 / xx * (x[i] * y[j] + y[i] * x[j]) + 4 * xy / (xx * xx) * x[i] * x[j];
    }
}
/* Degenerate, clustered, graded, rank-deficient: eigenvalues known, pairs leave no residual, the leading pairs alone are those of all. */
static void eigh_hard(void)
{
    static double a[40 * 40], v[40 * 40], t[40 * 40], w[40], top[40], want[40];
    static const char *const name[] = { "one value", "two values", "cluster", "rank 3", "graded", "plus minus", "zero", "random" };
    size_t n, c, i, j, k, pass;
    nn_error e = NN_ZERO;
    rng = nn_rng_make(18, NN_STREAM_USER, 0);
    for (n = 1; n <= 40; n += n < 5 ? 1 : 7) for (c = 0; c < 8; c++) {
        double norm;
        for (i = 0; i < n; i++)
            want[i] = c == 0 ? 3 : c == 1 ? (i < n / 2 ? 2 : 1) : c == 2 ? 1 - 1e-12 * (double)i : c == 3 ? (i < 3 ? 3.0 - (double)i : 0) : c == 4 ? ldexp(1, -(int)i * 9) :
                      c == 5 ? (i < (n + 1) / 2 ? 1 : -1) : c == 6 ? 0 : 1 / (1.0 + (double)(i * i));
        symmetric(a, want, n);
        norm = frob(a, n * n);
        CHECK_OK(nn_eigh(w, v, a, n, NULL, &e), e);
        CHECK(orthogonality(v, n, n) < 1e-13);
        CHECK(signs_follow_the_rule(v, n, n));
        for (i = 0; i < n; i++) {
            double rest = 0;
            CHECK_MSG(fabs(w[i] - want[i]) <= 1e-14 * norm, "%s, n = %zu: w[%zu] = %.17g, expected %.17g", name[c], n, i, w[i], want[i]);
            for (j = 0; j < n; j++) { double s = -w[i] * v[i * n + j]; for (k = 0; k < n; k++) s += a[j * n + k] * v[i * n + k]; rest += s * s; }
            CHECK_MSG(sqrt(rest) <= 2e-14 * norm, "%s, n = %zu: pair %zu leaves %g", name[c], n, i, sqrt(rest) / norm);
        }
        for (pass = 0; pass < 3; pass++) {      /* as called; with too little room for the rotations; values alone */
            k = n / 3 ? n / 3 : 1;
            if (pass == 1) CHECK_OK(nni_eigh(top, t, a, n, k, 2, NULL, &e), e);
            else CHECK_OK(nn_eigh_top(top, pass ? NULL : t, a, n, k, NULL, &e), e);
            CHECK(memcmp(top, w, k * sizeof *w) == 0);
            if (pass == 2) continue;
            CHECK(orthogonality(t, k, n) < 1e-13 && signs_follow_the_rule(t, k, n));
            for (i = 0; i < k; i++) {
                double rest = 0;
                for (j = 0; j < n; j++) { double s = -w[i] * t[i * n + j]; size_t q; for (q = 0; q < n; q++) s += a[j * n + q] * t[i * n + q]; rest += s * s; }
                CHECK_MSG(sqrt(rest) <= 2e-14 * norm, "%s, n = %zu: leading pair %zu leaves %g", name[c], n, i, sqrt(rest) / norm);
                if (c == 7) for (j = 0; j < n; j++) CHECK_NEAR(t[i * n + j], v[i * n + j], 1e-11);
            }
        }
        for (i = 0; i < n * n; i++) a[i] = ldexp(a[i], -900);      /* far from 1: the same vectors to the bit */
        CHECK_OK(nn_eigh(top, t, a, n, NULL, &e), e);
        if (c != 4) CHECK(memcmp(t, v, n * n * sizeof *v) == 0);
    }
    CHECK_INT(nn_eigh_top(w, NULL, a, 3, 4, NULL, &e), NN_E_ARG);
}
static void cholesky(void)
{
    static double x[40 * 40], a[40 * 40], l[40 * 40], b[40 * 3], s[40 * 3];
    size_t n = 40, i, j, k;
    nn_error e = NN_ZERO;
    rng = nn_rng_make(13, NN_STREAM_USER, 0);
    fill(x, n * n); fill(b, n * 3);
    for (i = 0; i < n; i++) for (j = 0; j < n; j++) { a[i * n + j] = i == j; for (k = 0; k < n; k++) a[i * n + j] += x[i * n + k] * x[j * n + k]; }
    CHECK_OK(nn_cholesky(l, a, n, &e), e);
    for (i = 0; i < n; i++) for (j = 0; j < n; j++) { double t = 0; for (k = 0; k < n; k++) t += l[i * n + k] * l[j * n + k]; CHECK_NEAR(t, a[i * n + j], 1e-11); if (j > i) CHECK(l[i * n + j] == 0); }
    CHECK_OK(nn_cholesky_solve(s, a, b, n, 3, NULL, &e), e);
    for (i = 0; i < n; i++) for (j = 0; j < 3; j++) { double t = 0; for (k = 0; k < n; k++) t += a[i * n + k] * s[k * 3 + j]; CHECK_NEAR(t, b[i * 3 + j], 1e-9); }
    for (i = 0; i < n * n; i++) x[i] = a[i];
    CHECK_OK(nn_cholesky(x, x, n, &e), e); CHECK(memcmp(x, l, sizeof l) == 0);
    a[0] = 1; a[1] = a[2] = 1; a[3] = 1;   /* singular */
    CHECK_INT(nn_cholesky(l, a, 2, &e), NN_E_ARG); CHECK(strstr(e.msg, "pivot 1") != NULL);
    CHECK_INT(nn_cholesky_solve(s, a, b, 2, 1, NULL, &e), NN_E_ARG);
}
static void pca(void)
{
    size_t n = 30, d = 200, i, j, k;
    nn_tensor x = NN_ZERO, t = NN_ZERO, back = NN_ZERO;
    nn_pca p = NN_ZERO, q = NN_ZERO;
    nn_pca_desc o = NN_ZERO;
    nn_error e = NN_ZERO;
    double sum = 0;
    rng = nn_rng_make(14, NN_STREAM_USER, 0);
    CHECK_OK(nn_tensor_make2(&x, NN_F64, n, d, NULL, &e), e);
    fill(nn_f64(&x), n * d);
    for (i = 0; i < n; i++) for (j = 0; j < d; j++) nn_f64(&x)[i * d + j] = nn_f64(&x)[i * d + j] * 0.01 + 5 + 3 * (double)i * (j % 3 == 0) + sin((double)i) * 10 * (j % 2 == 0);
    CHECK_OK(nn_pca_fit(&p, &x, NULL, &e), e);
    CHECK_INT(p.k, n);
    for (k = 0; k < n; k++) sum += nn_f64(&p.ratio)[k];
    CHECK_NEAR(sum, 1, 1e-12);
    CHECK(nn_f64(&p.singular)[n - 1] < 1e-10 * nn_f64(&p.singular)[0]);   /* centring takes one */
    CHECK(nn_f64(&p.ratio)[0] + nn_f64(&p.ratio)[1] > 0.999);
    CHECK(orthogonality(nn_f64(&p.components), n, d) < 1e-12); CHECK(signs_follow_the_rule(nn_f64(&p.components), n, d));
    CHECK_OK(nn_pca_transform(&t, &p, &x, NULL, &e), e);
    CHECK_OK(nn_pca_inverse(&back, &p, &t, NULL, &e), e);
    for (i = 0; i < n * d; i++) CHECK_NEAR(nn_f64(&back)[i], nn_f64(&x)[i], 1e-10);
    o.n_components = 3; o.randomized = 1; o.seed = 5;
    CHECK_OK(nn_pca_fit(&q, &x, &o, &e), e);
    for (k = 0; k < 2; k++) {
        CHECK_NEAR(nn_f64(&q.singular)[k], nn_f64(&p.singular)[k], 1e-9 * nn_f64(&p.singular)[0]);
        for (j = 0; j < d; j++) CHECK_NEAR(nn_f64(&q.components)[k * d + j], nn_f64(&p.components)[k * d + j], 1e-8);
    }
    nn_pca_free(&q);
    o.n_components = 31; CHECK_INT(nn_pca_fit(&q, &x, &o, &e), NN_E_ARG); CHECK(q.mean.data == NULL);
    nn_f64(&x)[7] = nni_nan(); CHECK_INT(nn_pca_fit(&q, &x, NULL, &e), NN_E_NONFINITE);
    CHECK_INT(nn_pca_inverse(&back, &p, &x, NULL, &e), NN_E_ARG);
    nn_pca_free(&p); nn_tensor_free(&x); nn_tensor_free(&t); nn_tensor_free(&back);
    CHECK_OK(nn_tensor_make2(&x, NN_F32, 1, 3, NULL, &e), e);              /* one row: no variance, no division by zero */
    CHECK_OK(nn_pca_fit(&p, &x, NULL, &e), e); CHECK(nn_f64(&p.variance)[0] == 0 && nn_f64(&p.ratio)[0] == 0);
    nn_pca_free(&p); nn_tensor_free(&x);
}

static void quant_by_hand(void)
{
    static float w[] = { 1.0f, -0.5f, 0.1f, 0.0f, -1.0f, 0.25f };
    static const int8_t want[5][6] = { { 0 }, { 127, -64, 13, 0, -127, 32 }, { 7, -4, 1, 0, -7, 2 }, { 1, -1, 0, 0, -1, 1 }, { 1, -1, 1, 1, -1, 1 } };
    static const double scale[5] = { 0, 1.0 / 127, 1.0 / 7, 2.75 / 4, 2.85 / 6 };
    size_t shape = 6, i;
    nn_tensor t = nn_tensor_view(w, NN_F32, 1, &shape), c = NN_ZERO, d = NN_ZERO;
    nn_quant q = NN_ZERO;
    nn_error e = NN_ZERO;
    int k;
    float f[6];
    for (k = 1; k <= 4; k++) {   /* -0.5 * 127 = -63.5 goes to the even -64, -0.5 * 7 = -3.5 to -4; 0.25 * 7 = 1.75; 0.25 >= 0.2 is kept */
        nn_quant_desc o = NN_ZERO;
        o.kind = (nn_quant_kind)k;
        CHECK_OK(nn_quantize(&q, &t, &o, &e), e);
        CHECK(nn_f32(&q.scale)[0] == (float)scale[k] || fabs(nn_f32(&q.scale)[0] - scale[k]) < 1e-8);
        CHECK_OK(nn_quant_codes(&c, &q, NULL, &e), e);
        for (i = 0; i < 6; i++) CHECK_MSG(((int8_t *)c.data)[i] == want[k][i] || (k < 3 && w[i] == -0.5f && ((int8_t *)c.data)[i] == want[k][i] + 1),
            "%s[%d]: %d", nn_quant_kind_name((nn_quant_kind)k), (int)i, ((int8_t *)c.data)[i]);
        CHECK_OK(nn_dequantize(&d, &q, NULL, &e), e);
        CHECK_OK(nn_fake_quantize(f, w, 1, 6, &o, &e), e);
        CHECK(memcmp(f, d.data, sizeof f) == 0);
        CHECK_INT(nn_quant_kind_parse(nn_quant_kind_name(o.kind)), k);
        nn_tensor_free(&d); nn_quant_free(&q);
        o.drop_scale = 1;
        CHECK_OK(nn_fake_quantize(f, w, 1, 6, &o, &e), e);
        for (i = 0; i < 6; i++) CHECK(f[i] == (float)((int8_t *)c.data)[i]);
        nn_tensor_free(&c);
    }
    CHECK_INT(nn_quant_kind_parse("int3"), -1); CHECK_INT(nn_quant_kind_parse("none"), 0);
    {
        nn_quant_desc o = NN_ZERO;
        static float r[4] = { 1.0f, 0.4f, -0.4f, 0.2f };   /* BitNet: mean 0.5; 0.8 -> 1, 0.4 -> 0; 2 clips to 1 */
        o.kind = NN_QUANT_TERNARY; o.mean_rule = 1;
        CHECK_OK(nn_fake_quantize(f, r, 1, 4, &o, &e), e);
        CHECK(f[0] == 0.5f && f[1] == 0.5f && f[2] == -0.5f && f[3] == 0);
        o.mean_rule = 0; o.threshold = 1;
        CHECK_OK(nn_fake_quantize(f, r, 1, 4, &o, &e), e); CHECK(f[0] == 1 && f[1] == 0);
        o.threshold = 1.5; CHECK_INT(nn_fake_quantize(f, r, 1, 4, &o, &e), NN_E_ARG);
    }
}
static void quant_bounds(void)   /* |w - q s| <= s/2 (and a float's rounding) for the integers; rows of their own scale when per channel */
{
    static float w[64 * 33], f[64 * 33];
    size_t i, j, rows = 64, cols = 33;
    int k, per;
    nn_error e = NN_ZERO;
    rng = nn_rng_make(15, NN_STREAM_USER, 0);
    for (i = 0; i < rows; i++) for (j = 0; j < cols; j++) w[i * cols + j] = (float)(nn_rng_f64(&rng) - 0.5) * (float)ldexp(1, (int)(i % 40) - 20);
    for (k = 1; k <= 2; k++) for (per = 0; per < 2; per++) {
        nn_quant_desc o = NN_ZERO;
        o.kind = (nn_quant_kind)k; o.per_channel = per;
        CHECK_OK(nn_fake_quantize(f, w, rows, cols, &o, &e), e);
        for (i = 0; i < rows; i++) {
            double max = 0, s;
            for (j = 0; j < (per ? cols : rows * cols); j++) max = fmax(max, fabs(w[(per ? i * cols : 0) + j]));
            s = max / (k == 1 ? 127 : 7);
            for (j = 0; j < cols; j++) CHECK_MSG(fabs(f[i * cols + j] - w[i * cols + j]) <= s * 0.5 * (1 + 1e-5), "row %zu: %g against %g, scale %g", i, f[i * cols + j], w[i * cols + j], s);
        }
    }
}
static void quant_packing(void)
{
    int8_t c[64], back[64];
    uint8_t b[64];
    size_t n, i;
    int k;
    rng = nn_rng_make(16, NN_STREAM_USER, 0);
    for (k = 1; k <= 4; k++) for (n = 0; n <= 41; n++) {
        int lim = k == 1 ? 127 : k == 2 ? 7 : 1;
        for (i = 0; i < n; i++) c[i] = (int8_t)(k == 4 ? (nn_rng_below(&rng, 2) ? 1 : -1) : (int)nn_rng_below(&rng, (uint64_t)(2 * lim + 1)) - lim);
        memset(b, 0xee, sizeof b);
        nn_quant_pack(b, c, n, (nn_quant_kind)k);
        CHECK(b[nn_quant_bytes((nn_quant_kind)k, n)] == 0xee);
        nn_quant_unpack(back, b, n, (nn_quant_kind)k);
        CHECK(memcmp(c, back, n) == 0);
    }
    c[0] = 5; c[1] = -2; c[2] = -7; nn_quant_pack(b, c, 3, NN_QUANT_INT4); CHECK_INT(b[0], 0xe5); CHECK_INT(b[1], 0x09);
    c[0] = 1; c[1] = 0; c[2] = -1; c[3] = 1; c[4] = 1; nn_quant_pack(b, c, 5, NN_QUANT_TERNARY); CHECK_INT(b[0], 2 + 1 * 3 + 0 + 2 * 27 + 2 * 81);
    c[0] = 1; c[1] = -1; c[2] = 1; nn_quant_pack(b, c, 3, NN_QUANT_BINARY); CHECK_INT(b[0], 5);
}
static void quant_edges(void)
{
    static float z[4] = { 0, -0.0f, 0, 0 }, d[2], f[4];
    float w[3] = { 1, 2, 3 };
    size_t shape[2] = { 2, 3 };
    double wide[6] = { 1, 2, 3, 4, 5, 1e39 };
    nn_tensor t = nn_tensor_view(wide, NN_F64, 2, shape), c = NN_ZERO;
    nn_quant_desc o = NN_ZERO;
    nn_quant q = NN_ZERO;
    nn_error e = NN_ZERO;
    int k;
    for (k = 1; k <= 4; k++) {
        o.kind = (nn_quant_kind)k;
        CHECK_OK(nn_fake_quantize(f, z, 1, 4, &o, &e), e);
        CHECK(f[0] == 0 && f[3] == 0);
        d[0] = ldexpf(1, -149); d[1] = -ldexpf(100, -149);   /* denormals keep their order of size */
        CHECK_OK(nn_fake_quantize(f, d, 1, 2, &o, &e), e);
        CHECK(fabsf(f[1] - d[1]) <= ldexpf(51, -149));
        w[1] = (float)nni_nan(); f[0] = 7;
        CHECK_INT(nn_fake_quantize(f, w, 1, 3, &o, &e), NN_E_NONFINITE); CHECK(f[0] == 7); CHECK(strstr(e.msg, "element 1") != NULL);
        w[1] = 2;
        CHECK_OK(nn_fake_quantize(f, w, 0, 3, &o, &e), e);
    }
    o.kind = NN_QUANT_INT8; o.per_channel = 1;
    CHECK_INT(nn_quantize(&q, &t, &o, &e), NN_E_LIMIT); CHECK(q.packed.data == NULL);
    wide[5] = 6;
    CHECK_OK(nn_quantize(&q, &t, &o, &e), e); CHECK_INT(q.scale.shape[0], 2); CHECK(nn_f32(&q.scale)[0] == (float)(3 / 127.0) && nn_f32(&q.scale)[1] == (float)(6 / 127.0));
    CHECK_OK(nn_quant_codes(&c, &q, NULL, &e), e); CHECK_INT(c.shape[0], 2); CHECK_INT(((int8_t *)c.data)[2], 127); CHECK_INT(((int8_t *)c.data)[3], 85);
    nn_tensor_free(&c); nn_quant_free(&q);
    o.kind = NN_QUANT_NONE; CHECK_INT(nn_quantize(&q, &t, &o, &e), NN_E_ARG);
    w[0] = 1.0009766f; w[1] = 1.0004883f; w[2] = 65519.0f;
    CHECK_OK(nn_round_to(w, 3, NN_F16, &e), e); CHECK(w[0] == 1.0009765625f && w[1] == 1.0f && w[2] == 65504.0f);
    w[0] = 1.01f; CHECK_OK(nn_round_to(w, 1, NN_BF16, &e), e); CHECK(w[0] == 1.0078125f);
    CHECK_INT(nn_round_to(w, 1, NN_I8, &e), NN_E_ARG);
}
static void no_memory(void)
{
    test_heap h = { 0 };
    nn_alloc a = test_heap_hooks(&h);
    nn_error e = NN_ZERO;
    static double m[64], x[64], y[64], s[8];
    size_t shape[2] = { 8, 8 }, i;
    nn_tensor t = nn_tensor_view(m, NN_F64, 2, shape), out = NN_ZERO;
    int k, done;
    rng = nn_rng_make(17, NN_STREAM_USER, 0);
    fill(m, 64);
    for (k = 1, done = 0; k < 40 && !done; k++) {
        nn_pca p = NN_ZERO;
        nn_pca_desc o = NN_ZERO;
        nn_quant q = NN_ZERO;
        nn_quant_desc qo = NN_ZERO;
        o.alloc = a; o.n_components = 2; o.randomized = 1; o.oversample = 1;
        qo.alloc = a; qo.kind = NN_QUANT_INT4;
        h.calls = 0; h.fail_at = k;
        done = nn_eigh(s, x, m, 8, &a, &e) == NN_OK && nn_eigh_top(s, x, m, 8, 2, &a, &e) == NN_OK && nn_svd(x, s, y, m, 8, 8, &a, &e) == NN_OK && nn_pca_fit(&p, &t, &o, &e) == NN_OK
            && nn_pca_transform(&out, &p, &t, &a, &e) == NN_OK && nn_quantize(&q, &t, &qo, &e) == NN_OK;
        nn_pca_free(&p); nn_quant_free(&q); nn_tensor_free(&out);
        CHECK_INT(h.live, 0);
        if (!done) CHECK_INT(e.status, NN_E_NOMEM);
    }
    CHECK(done && k > 10);
    for (i = 0; i < 64; i++) CHECK(nni_isfinite(m[i]));
}
/* scipy.stats.t: cdf at six places, ppf(0.975) */
static void student(void)
{
    static const double at[6] = { -3, -0.5, 0.25, 1, 2.5, 9 };
    static const struct { double df, cdf[6], q; } t[] = {
        { 1, { 0.10241638234956672, 0.35241638234956674, 0.5779791303773694, 0.75, 0.8788810584091566, 0.9647767125227227 },
          12.706204736174694 },
        { 2, { 0.04773298313335456, 0.33333333333333337, 0.5870388279778489, 0.7886751345948129, 0.9351941398892446,
               0.9939391699536065 }, 4.302652729749462 },
        { 3, { 0.02883444281121865, 0.3257239824240755, 0.5906353887855852, 0.8044988905221148, 0.9561466764959672,
               0.998552093919068 }, 3.1824463052837078 },
        { 5, { 0.015049623948731293, 0.31914943582046457, 0.5937329346279383, 0.8183912661754386, 0.9727549503288119,
               0.999858660012878 }, 2.5705818356363146 },
        { 12.5, { 0.005316405754948329, 0.3128804461099174, 0.5966755660999834, 0.8318619725179627, 0.9863883710683061,
                  0.9999995939910088 }, 2.1691859427125406 },
        { 30, { 0.0026949820328259727, 0.3103615024425636, 0.5978542954597124, 0.8373456922869849, 0.9909421754659666,
                0.9999999997492584 }, 2.0422724563012378 },
        { 200, { 0.0015215235569529524, 0.30881237615823043, 0.5985780243189678, 0.8407405760451266, 0.9933884136791497,
                 0.9999999999999999 }, 1.9718962236339088 } };
    size_t i, k;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        for (k = 0; k < 6; k++) CHECK_NEAR(nn_student_cdf(at[k], t[i].df), t[i].cdf[k], 1e-13);
        CHECK_NEAR(nn_student_t(0.95, t[i].df), t[i].q, 1e-11 * t[i].q);
    }
    CHECK(isnan(nn_student_t(1.0, 3)) && isnan(nn_student_t(0.5, 0)));
}

/* x = z basis^T, as many columns as x has rank */
static void rowspace(void)
{
    static const size_t rank[3] = { 5, 3, 1 };
    enum { N = 5, D = 9 };
    size_t c, i, j, k;
    for (c = 0; c < 3; c++) {
        double left[N * N], right[N * D], x[N * D];
        size_t shape[2] = { N, D };
        nn_tensor view = nn_tensor_view(x, NN_F64, 2, shape), z = NN_ZERO, basis = NN_ZERO;
        nn_error e = NN_ZERO;
        fill(left, N * N);
        fill(right, N * D);
        for (i = 0; i < N; i++)
            for (j = 0; j < D; j++) {
                x[i * D + j] = 0;
                for (k = 0; k < rank[c]; k++) x[i * D + j] += left[i * N + k] * right[k * D + j];
            }
        CHECK_OK(nn_rowspace(&z, &basis, &view, 1, NULL, &e), e);
        CHECK(z.shape[1] == rank[c] && basis.shape[0] == D && basis.shape[1] == rank[c]);
        for (i = 0; z.shape[1] == rank[c] && i < N; i++)
            for (j = 0; j < D; j++) {
                double v = 0;
                for (k = 0; k < rank[c]; k++) v += nn_f64(&z)[i * rank[c] + k] * nn_f64(&basis)[j * rank[c] + k];
                CHECK_NEAR(v, x[i * D + j], 1e-10);
            }
        nn_tensor_free(&z);
        nn_tensor_free(&basis);
    }
}

int main(void)
{
    RUN(svd);
    RUN(eigh);
    RUN(eigh_hard);
    RUN(cholesky);
    RUN(pca);
    RUN(quant_by_hand);
    RUN(quant_bounds);
    RUN(quant_packing);
    RUN(quant_edges);
    RUN(no_memory);
    RUN(student);
    RUN(rowspace);
    return test_report();
}
