/* tests/test_regression.c - nn_train.h [REGRESSION]: the conditions of an optimum, dual = primal, weights = repeats, bad input */
#define NN_IMPLEMENTATION
#include "../nn_train.h"
#include "nn_test.h"

static uint64_t state = 1;
static double uniform(void)          /* any fixed numbers do here */
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * (1.0 / 9007199254740992.0);
}
static double normalish(void) { return uniform() + uniform() + uniform() + uniform() - 2.0; }

static nn_tensor matrix(size_t n, size_t d)
{
    nn_tensor t = NN_ZERO;
    size_t i;
    (void)nn_tensor_make2(&t, NN_F64, n, d, NULL, NULL);
    for (i = 0; i < n * d; i++) nn_f64(&t)[i] = 2.0 * normalish();
    return t;
}
/* largest violation of gradient = 0 at the fitted model */
static double kkt(const nn_linear *m, const nn_tensor *x, const int64_t *y, const double *w, double lambda)
{
    const size_t n = x->shape[0], d = x->shape[1], C = m->n_classes, K = m->n_outputs;
    double *p = (double *)malloc(n * C * sizeof *p), worst = 0.0;
    size_t i, j, k;
    (void)nn_linear_proba(p, m, x, NULL);
    for (k = 0; k < K; k++)
        for (j = 0; j <= d; j++) {
            double g = j < d ? lambda * nn_f64(&m->coef)[k * d + j] : 0.0;
            size_t cls = K == 1 ? 1 : k;
            for (i = 0; i < n; i++)
                g += (w ? w[i] : 1.0) * (p[i * C + cls] - (y[i] == (int64_t)cls)) * (j < d ? nn_f64(x)[i * d + j] : 1.0);
            if (fabs(g) > worst) worst = fabs(g);
        }
    free(p);
    return worst;
}
/* two columns that say the same and next to no penalty: steps along them never end, but nothing is left to gain; separable rows
 * without a penalty are another matter */
static void collinear(void)
{
    nn_tensor x = matrix(120, 4);
    int64_t y[120];
    nn_linear a = NN_ZERO;
    nn_logistic_desc q = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < 120; i++) {
        nn_f64(&x)[4 * i + 1] = nn_f64(&x)[4 * i];
        nn_f64(&x)[4 * i + 3] = 3.0 * nn_f64(&x)[4 * i + 2] - nn_f64(&x)[4 * i];
        y[i] = nn_f64(&x)[4 * i] + 2.0 * normalish() > 0.0;
    }
    for (q.lambda = 1e-6; q.lambda > 1e-13; q.lambda *= 1e-2) {
        CHECK_OK(nn_logistic_fit(&a, &x, y, &q, &e), e);
        CHECK_MSG(a.converged && a.gradient < 1e-9, "lambda %g: converged %d, gradient %g after %zu steps",
            q.lambda, a.converged, a.gradient, a.iterations);
        nn_linear_free(&a);
    }
    for (i = 0; i < 120; i++) y[i] = nn_f64(&x)[4 * i] > 0.0;
    q.no_penalty = 1;
    q.max_iter = 25;
    CHECK_OK(nn_logistic_fit(&a, &x, y, &q, &e), e);
    CHECK_INT(a.converged, 0);
    nn_linear_free(&a);
    nn_tensor_free(&x);
}
static void optimum_of_every_kind(void)
{
    static const size_t shape[6][3] = { { 80, 3, 2 }, { 60, 5, 3 }, { 100, 4, 5 }, { 30, 70, 2 }, { 25, 90, 4 }, { 200, 70, 10 } };   /* the last: conjugate gradients */
    int t;
    for (t = 0; t < 6; t++) {
        size_t n = shape[t][0], d = shape[t][1], k = shape[t][2], i;
        nn_tensor x = matrix(n, d);
        int64_t y[200];
        double w[200], lambda = t == 2 ? 0.01 : 1.0;
        nn_linear a = NN_ZERO, b = NN_ZERO;
        nn_logistic_desc q = NN_ZERO;
        nn_error e = NN_ZERO;
        for (i = 0; i < n; i++) { y[i] = i < k ? (int64_t)i : (int64_t)(uniform() * (double)k); w[i] = 3.0 * uniform(); }
        q.lambda = lambda;
        q.weight = t & 1 ? w : NULL;
        q.dual = -1;
        CHECK_OK(nn_logistic_fit(&a, &x, y, &q, &e), e);
        CHECK(a.converged && !a.dual);
        CHECK_NEAR(kkt(&a, &x, y, q.weight, lambda), 0.0, 1e-8);
        q.dual = 1;
        CHECK_OK(nn_logistic_fit(&b, &x, y, &q, &e), e);
        CHECK(b.converged && b.dual);
        for (i = 0; i < a.n_outputs * d; i++) CHECK_NEAR(nn_f64(&b.coef)[i], nn_f64(&a.coef)[i], 1e-7);
        for (i = 0; i < a.n_outputs; i++) CHECK_NEAR(nn_f64(&b.intercept)[i], nn_f64(&a.intercept)[i], 1e-7);
        nn_linear_free(&a);
        nn_linear_free(&b);
        nn_tensor_free(&x);
    }
}
static void weight_two_is_a_row_twice(void)
{
    nn_tensor x = matrix(30, 3), xx = NN_ZERO;
    int64_t y[30], yy[60];
    double w[30], yd[60];
    nn_linear a = NN_ZERO, b = NN_ZERO;
    nn_logistic_desc q = NN_ZERO;
    nn_ridge_desc rd = NN_ZERO;
    nn_tensor ty, tyy;
    nn_error e = NN_ZERO;
    size_t i, j, rows = 0, sh = 30;
    CHECK_OK(nn_tensor_make2(&xx, NN_F64, 60, 3, NULL, &e), e);
    for (i = 0; i < 30; i++) {
        y[i] = uniform() < 0.5;
        w[i] = (double)(i % 3);
        for (j = 0; j < i % 3; j++, rows++) { memcpy(nn_f64(&xx) + rows * 3, nn_f64(&x) + i * 3, 24); yy[rows] = y[i]; }
    }
    xx.shape[0] = rows;
    q.weight = w;
    CHECK_OK(nn_logistic_fit(&a, &x, y, &q, &e), e);
    q.weight = NULL;
    CHECK_OK(nn_logistic_fit(&b, &xx, yy, &q, &e), e);
    for (i = 0; i < 3; i++) CHECK_NEAR(nn_f64(&a.coef)[i], nn_f64(&b.coef)[i], 1e-11);
    nn_linear_free(&a);
    nn_linear_free(&b);
    for (i = 0; i < rows; i++) yd[i] = (double)yy[i];
    tyy = nn_tensor_view(yd, NN_F64, 1, &rows);
    rd.lambda = 0.5;
    CHECK_OK(nn_ridge_fit(&b, &xx, &tyy, &rd, &e), e);
    for (i = 0; i < 30; i++) yd[i] = (double)y[i];
    ty = nn_tensor_view(yd, NN_F64, 1, &sh);
    rd.weight = w;
    for (rd.dual = -1; rd.dual <= 1; rd.dual += 2) {
        CHECK_OK(nn_ridge_fit(&a, &x, &ty, &rd, &e), e);
        for (i = 0; i < 3; i++) CHECK_NEAR(nn_f64(&a.coef)[i], nn_f64(&b.coef)[i], 1e-11);
        CHECK_NEAR(nn_f64(&a.intercept)[0], nn_f64(&b.intercept)[0], 1e-11);
        nn_linear_free(&a);
    }
    nn_linear_free(&b);
    nn_tensor_free(&x);
    nn_tensor_free(&xx);
}
static void rowspace_keeps_products(void)
{
    nn_tensor x = matrix(12, 40), z = NN_ZERO, basis = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, j, k;
    for (j = 0; j < 40; j++) nn_f64(&x)[3 * 40 + j] = nn_f64(&x)[5 * 40 + j] + nn_f64(&x)[7 * 40 + j];      /* rank 11 */
    CHECK_OK(nn_rowspace(&z, &basis, &x, 1, NULL, &e), e);
    CHECK_INT(z.shape[1], 11);
    for (i = 0; i < 12; i++)
        for (j = 0; j < 12; j++)
            CHECK_NEAR(nn_dot_f64(nn_f64(&z) + i * 11, nn_f64(&z) + j * 11, 11), nn_dot_f64(nn_f64(&x) + i * 40, nn_f64(&x) + j * 40, 40), 1e-10);
    for (i = 0; i < 12; i++)
        for (k = 0; k < 11; k++) {
            double s = 0.0;
            for (j = 0; j < 40; j++) s += nn_f64(&x)[i * 40 + j] * nn_f64(&basis)[j * 11 + k];
            CHECK_NEAR(s, nn_f64(&z)[i * 11 + k], 1e-9);
        }
    nn_tensor_free(&x);
    nn_tensor_free(&z);
    nn_tensor_free(&basis);
}
static void separable_and_bad_input(void)
{
    double xs[8] = { -3, -2, -1, -0.5, 0.5, 1, 2, 3 };
    int64_t y[8] = { 0, 0, 0, 0, 1, 1, 1, 1 }, one[8] = { 0, 0, 0, 0, 0, 0, 0, 0 }, p[8];
    size_t shape[2] = { 8, 1 }, i;
    nn_tensor x = nn_tensor_view(xs, NN_F64, 2, shape);
    nn_linear m = NN_ZERO;
    nn_logistic_desc q = NN_ZERO;
    nn_error e = NN_ZERO;
    long k;
    q.no_penalty = 1;
    q.max_iter = 30;
    CHECK_OK(nn_logistic_fit(&m, &x, y, &q, &e), e);                    /* no optimum: it stops, and the classes are right */
    CHECK_OK(nn_linear_predict(p, &m, &x, &e), e);
    for (i = 0; i < 8; i++) CHECK_INT(p[i], y[i]);
    nn_linear_free(&m);
    CHECK_INT(nn_logistic_fit(&m, &x, one, NULL, &e), NN_E_ARG);
    y[3] = -1;
    CHECK_INT(nn_logistic_fit(&m, &x, y, NULL, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_logistic_fit: row 3: label -1 is not a class index");
    y[3] = 0;
    xs[2] = nn_accuracy(y, y, 0);
    CHECK_INT(nn_logistic_fit(&m, &x, y, NULL, &e), NN_E_NONFINITE);
    CHECK_STR(e.msg, "nn_logistic_fit: x row 2, column 0 is not finite");
    xs[2] = -1;
    for (k = 1; k < 12; k++) {
        test_heap h = { 0 };
        nn_status s;
        h.fail_at = k;
        q.alloc = test_heap_hooks(&h);
        q.dual = k & 1;
        s = nn_logistic_fit(&m, &x, y, &q, &e);
        if (s == NN_OK) nn_linear_free(&m); else { CHECK_INT(s, NN_E_NOMEM); CHECK(m.coef.data == NULL); }
        CHECK_INT(h.live, 0);
    }
}
static void bits_do_not_depend_on_threads(void)
{
    nn_tensor x = matrix(300, 40);
    int64_t y[300];
    nn_linear a = NN_ZERO, b = NN_ZERO;
    nn_logistic_desc q = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < 300; i++) y[i] = i % 3;
    q.threads = 1;
    CHECK_OK(nn_logistic_fit(&a, &x, y, &q, &e), e);
    q.threads = 4;
    CHECK_OK(nn_logistic_fit(&b, &x, y, &q, &e), e);
    CHECK(memcmp(a.coef.data, b.coef.data, nn_tensor_bytes(&a.coef)) == 0);
    nn_linear_free(&a);
    nn_linear_free(&b);
    nn_tensor_free(&x);
}
/* two weighted targets at once are the two alone */
static void ridge_targets_together(void)
{
    nn_tensor x = matrix(30, 4), y = matrix(30, 2), one = matrix(30, 1);
    double weight[30];
    nn_linear both = NN_ZERO, alone = NN_ZERO;
    nn_ridge_desc q = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, t;
    for (i = 0; i < 30; i++) weight[i] = 0.5 + uniform();
    q.lambda = 0.3;
    q.weight = weight;
    CHECK_OK(nn_ridge_fit(&both, &x, &y, &q, &e), e);
    for (t = 0; t < 2; t++) {
        for (i = 0; i < 30; i++) nn_f64(&one)[i] = nn_f64(&y)[2 * i + t];
        CHECK_OK(nn_ridge_fit(&alone, &x, &one, &q, &e), e);
        for (i = 0; i < 4; i++) CHECK_NEAR(nn_f64(&both.coef)[4 * t + i], nn_f64(&alone.coef)[i], 1e-12);
        CHECK_NEAR(nn_f64(&both.intercept)[t], nn_f64(&alone.intercept)[0], 1e-12);
        nn_linear_free(&alone);
    }
    nn_linear_free(&both);
    nn_tensor_free(&x);
    nn_tensor_free(&y);
    nn_tensor_free(&one);
}
static void *no_hessian_alloc(size_t n, void *user) { (void)user; return n < ((size_t)30 << 20) ? malloc(n) : NULL; }
static void *no_hessian_resize(void *p, size_t old, size_t n, void *user) { (void)old; (void)user; return realloc(p, n); }
static void no_hessian_release(void *p, size_t n, void *user) { (void)n; (void)user; free(p); }
/* up to 2,000 unknowns the Hessian (32 MB there) is held, beyond it never */
static void hessian_up_to_2000(void)
{
    static const int64_t y[4] = { 0, 1, 1, 0 };
    size_t d;
    for (d = 1999; d <= 2000; d++) {                      /* and the intercept */
        nn_tensor x = matrix(4, d);
        nn_linear m = NN_ZERO;
        nn_logistic_desc q = NN_ZERO;
        nn_error e = NN_ZERO;
        q.dual = -1;
        q.max_iter = 1;
        q.alloc.alloc = no_hessian_alloc;
        q.alloc.resize = no_hessian_resize;
        q.alloc.release = no_hessian_release;
        CHECK_INT(nn_logistic_fit(&m, &x, y, &q, &e), d == 1999 ? NN_E_NOMEM : NN_OK);
        nn_linear_free(&m);
        nn_tensor_free(&x);
    }
}
/* no covariance with the concept is left, wide or tall; what is orthogonal to it stays; erasing twice is erasing once; a copy of a
 * column and a constant one do not raise the rank */
static void leace_erases(void)
{
    static const size_t shape[3][2] = { { 60, 7 }, { 20, 33 }, { 9, 4 } };
    size_t q, i, j, c;
    for (q = 0; q < 3; q++) {
        const size_t n = shape[q][0], d = shape[q][1], k = 3;
        nn_tensor x = matrix(n, d), z = NN_ZERO, once = NN_ZERO, twice = NN_ZERO;
        nn_leace m = NN_ZERO;
        nn_error e = NN_ZERO;
        double worst = 0.0, moved = 0.0;
        CHECK_OK(nn_tensor_make2(&z, NN_F64, n, k, NULL, &e), e);
        for (i = 0; i < n; i++) {
            nn_f64(&z)[i * k + i % k] = 1.0;
            nn_f64(&x)[i * d + 1] += 3.0 * (double)(i % k);
            nn_f64(&x)[i * d + d - 1] = nn_f64(&x)[i * d];
            nn_f64(&x)[i * d + 2] = 5.0;
        }
        CHECK_OK(nn_leace_fit(&m, &x, &z, 0.0, NULL, &e), e);
        CHECK(m.rank == (d == 4 ? 2 : k - 1) && m.rows_rank == (n - 1 < d - 2 ? n - 1 : d - 2));
        CHECK_OK(nn_tensor_copy(&once, &x, NULL, &e), e);
        CHECK_OK(nn_leace_apply(&m, &once, &e), e);
        CHECK_OK(nn_tensor_copy(&twice, &once, NULL, &e), e);
        CHECK_OK(nn_leace_apply(&m, &twice, &e), e);
        for (i = 0; i < n * d; i++) {
            const double off = fabs(nn_f64(&twice)[i] - nn_f64(&once)[i]);
            if (off > worst) worst = off;
            if (fabs(nn_f64(&once)[i] - nn_f64(&x)[i]) > moved) moved = fabs(nn_f64(&once)[i] - nn_f64(&x)[i]);
        }
        CHECK(worst < 1e-11 && moved > 0.5);
        for (c = 0; c < k; c++)
            for (j = 0; j < d; j++) {
                double mean = 0.0, in = 0.0, size = 0.0;
                for (i = 0; i < n; i++) mean += nn_f64(&once)[i * d + j] / (double)n;
                for (i = 0; i < n; i++) size += nn_f64(&z)[i * k + c];
                for (i = 0; i < n; i++) in += nn_f64(&z)[i * k + c] * (nn_f64(&once)[i * d + j] - mean) / size;
                CHECK(fabs(in) < 1e-11);
            }
        nn_leace_free(&m);
        /* erased already: nothing is left to erase */
        CHECK_OK(nn_leace_fit(&m, &once, &z, 0.0, NULL, &e), e);
        CHECK(m.rank == 0 && nn_tensor_count(&m.left) == 0);
        CHECK_OK(nn_leace_apply(&m, &twice, &e), e);
        nn_leace_free(&m);
        nn_f64(&x)[3] = NAN;
        CHECK(nn_leace_fit(&m, &x, &z, 0.0, NULL, &e) == NN_E_NONFINITE && m.left.data == NULL);
        z.shape[0]--;
        CHECK(nn_leace_fit(&m, &x, &z, 0.0, NULL, &e) == NN_E_ARG);
        z.shape[0]++;
        nn_tensor_free(&x);
        nn_tensor_free(&z);
        nn_tensor_free(&once);
        nn_tensor_free(&twice);
    }
}
int main(void)
{
    RUN(leace_erases);
    RUN(collinear);
    RUN(optimum_of_every_kind);
    RUN(weight_two_is_a_row_twice);
    RUN(rowspace_keeps_products);
    RUN(separable_and_bad_input);
    RUN(bits_do_not_depend_on_threads);
    RUN(ridge_targets_together);
    RUN(hessian_up_to_2000);
    return test_report();
}
