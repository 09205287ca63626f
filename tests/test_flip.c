/* tests/test_flip.c - examples/nn_flip.h: folds, out-of-fold logits, neighbours, ranks, thresholds against plain loops and
 * values by hand; planted flips are found, and none where there is nothing to find */
#define NN_IMPLEMENTATION
#include "../examples/nn_flip.h"
#include "nn_test.h"

/* two clouds in two columns; y by the side, two labels in ten flipped; z associated with y.
 * apart 0: neither x nor z says anything about y */
enum { N = 400, D = 2 };
static double x_of[N * (D + 1)];
static int64_t y_of[N], clean_of[N], z_of[N];
static nn_flip_rows planted(double apart)
{
    nn_flip_rows r = { N, D, D + 1, x_of, y_of, z_of };
    nn_rng g = nn_rng_make(3, NN_STREAM_USER, 0);
    size_t i;
    double centre = 0.0;
    for (i = 0; i < N; i++) {
        clean_of[i] = (int64_t)(i % 2);
        y_of[i] = i % 10 == 4 || i % 10 == 7 ? 1 - clean_of[i] : clean_of[i];
        z_of[i] = nn_rng_f64(&g) < (apart > 0.0 ? clean_of[i] ? 0.7 : 0.3 : 0.5);
        centre += (double)z_of[i] / N;
        x_of[i * 3] = (clean_of[i] ? apart : -apart) + 2.0 * nn_rng_f64(&g) - 1.0;
        x_of[i * 3 + 1] = 2.0 * nn_rng_f64(&g) - 1.0;
    }
    for (i = 0; i < N; i++) x_of[i * 3 + 2] = (double)z_of[i] - centre;
    return r;
}
static void folds_are_stratified(void)
{
    const nn_flip_rows r = planted(1.0);
    uint16_t part[N], again[N];
    size_t count[4][NN_FLIP_FOLDS] = { { 0 } }, i, c, k;
    nn_error e = NN_ZERO;
    CHECK_OK(nn_flip_deal(part, &r, 7, &e), e);
    CHECK_OK(nn_flip_deal(again, &r, 7, &e), e);
    CHECK(memcmp(part, again, sizeof part) == 0);
    CHECK_OK(nn_flip_deal(again, &r, 8, &e), e);
    CHECK(memcmp(part, again, sizeof part) != 0);
    for (i = 0; i < N; i++) {
        CHECK(part[i] < NN_FLIP_FOLDS * NN_FLIP_TENTH);
        count[2 * z_of[i] + y_of[i]][part[i] % NN_FLIP_FOLDS]++;
    }
    for (c = 0; c < 4; c++)
        for (k = 1; k < NN_FLIP_FOLDS; k++) {
            const size_t a = count[c][0], b = count[c][k];
            CHECK_MSG((a > b ? a - b : b - a) <= 1, "cell %zu: folds of %zu and %zu rows", c, a, b);
        }
}
/* the logit of a row is that of a regression fitted here on the rows of the other folds, no others */
static void out_of_fold(void)
{
    const nn_flip_rows r = planted(0.5);
    nn_flip_fit f = NN_ZERO;
    uint16_t part[N];
    double w[N];
    size_t fold, i, shape[2] = { 0, 3 };
    nn_error e = NN_ZERO;
    for (i = 0; i < N; i++) w[i] = 0.25 + (double)(i % 4);
    CHECK_OK(nn_flip_fit_make(&f, &r, w, 0, 1, 5, 1, &e), e);
    CHECK_OK(nn_flip_deal(part, &r, 5, &e), e);
    for (fold = 0; fold < NN_FLIP_FOLDS; fold++) {
        static double x[N * 3], ww[N];
        static int64_t y[N];
        nn_logistic_desc d = NN_ZERO;
        nn_linear m = NN_ZERO;
        nn_tensor tx;
        size_t k = 0;
        for (i = 0; i < N; i++) {
            if (part[i] % NN_FLIP_FOLDS == fold) continue;
            memcpy(x + k * 3, x_of + i * 3, 3 * sizeof *x);
            ww[k] = w[i];
            y[k++] = y_of[i];
        }
        shape[0] = k;
        tx = nn_tensor_view(x, NN_F64, 2, shape);
        d.weight = ww;
        CHECK_OK(nn_logistic_fit(&m, &tx, y, &d, &e), e);
        for (i = 0; i < N; i++) {
            const double *c = nn_f64(&m.coef), *v = x_of + i * 3;
            if (part[i] % NN_FLIP_FOLDS != fold) continue;
            CHECK_NEAR(f.oof[i], nn_f64(&m.intercept)[0] + c[0] * v[0] + c[1] * v[1] + c[2] * v[2], 1e-6);
        }
        nn_linear_free(&m);
    }
    nn_flip_fit_free(&f);
}
static void neighbours(void)
{
    /* on a line 0, 1, 3, 3.5: fewer rows than neighbours, so all the others count */
    static const double line[8] = { 0, 0, 1, 0, 3, 0, 3.5, 0 };
    static const int64_t y[4] = { 0, 0, 1, 0 }, z[4] = { 0, 1, 0, 1 };
    const nn_flip_rows few = { 4, 1, 2, line, y, z };
    const nn_flip_rows r = planted(0.3);
    double share[N];
    size_t i, j, k;
    nn_error e = NN_ZERO;
    CHECK_OK(nn_flip_near(share, &few, 1, &e), e);
    CHECK_NEAR(share[0], 2.0 / 3.0, 0);
    CHECK_NEAR(share[2], 0.0, 0);
    CHECK_NEAR(share[3], 2.0 / 3.0, 0);
    CHECK_OK(nn_flip_near(share, &r, 2, &e), e);
    for (i = 0; i < N; i++) {                 /* take the nearest 25 times over */
        char taken[N] = { 0 };
        size_t same = 0;
        taken[i] = 1;
        for (k = 0; k < NN_FLIP_NEAR; k++) {
            double least = INFINITY;
            size_t best = 0;
            for (j = 0; j < N; j++) {
                const double a = x_of[i * 3] - x_of[j * 3], b = x_of[i * 3 + 1] - x_of[j * 3 + 1];
                if (taken[j] || !(a * a + b * b < least)) continue;
                least = a * a + b * b;
                best = j;
            }
            taken[best] = 1;
            same += y_of[best] == y_of[i];
        }
        CHECK_NEAR(share[i], (double)same / NN_FLIP_NEAR, 0);
    }
}
static void ranks(void)
{
    static const double v[5] = { 0.3, -1.0, 0.3, 9.0, 2.0 };
    static const int64_t y[5] = { 1, 1, 1, 0, 1 }, z[5] = { 0, 0, 0, 0, 0 };
    const nn_flip_rows r = { 5, 1, 2, v, y, z };
    float f[5 * NN_FLIP_FEATURES];
    nn_flip_order o[5];
    nn_flip_rank(f, 4, v, &r, o);
    CHECK_NEAR(f[4], 1.0f / 3.0f, 1e-7);                              /* ties by row */
    CHECK_NEAR(f[NN_FLIP_FEATURES + 4], 0.0, 0);
    CHECK_NEAR(f[2 * NN_FLIP_FEATURES + 4], 2.0f / 3.0f, 1e-7);
    CHECK_NEAR(f[3 * NN_FLIP_FEATURES + 4], 0.5, 0);                  /* alone in its class */
    CHECK_NEAR(f[4 * NN_FLIP_FEATURES + 4], 1.0, 0);
}
static double rule(const double *score, const double *truth, const int64_t *z, size_t n, const double *cut,
                   double limit, double *dp)
{
    double in[2] = { 0, 0 }, taken[2] = { 0, 0 }, hit[2] = { 0, 0 }, pos[2] = { 0, 0 }, err = 0, t, f;
    size_t i;
    for (i = 0; i < n; i++) {
        const int p = score[i] > cut[z[i]];
        in[z[i]] += 1;
        pos[z[i]] += truth[i];
        taken[z[i]] += p;
        hit[z[i]] += p ? truth[i] : 0.0;
        err += p ? 1.0 - truth[i] : truth[i];
    }
    *dp = fabs(taken[0] / in[0] - taken[1] / in[1]);
    t = fabs(hit[0] / pos[0] - hit[1] / pos[1]);
    f = fabs((taken[0] - hit[0]) / (in[0] - pos[0]) - (taken[1] - hit[1]) / (in[1] - pos[1]));
    return err / (double)n + 4.0 * (*dp > limit ? *dp - limit : 0.0) + 0.1 * (t > f ? t : f);
}
/* no pair of thresholds at all is better than the one that is returned, and its figures are right */
static void thresholds(void)
{
    enum { M = 40 };
    double score[M], truth[M], least = INFINITY, dp;
    int64_t z[M];
    nn_rng g = nn_rng_make(11, NN_STREAM_USER, 2);
    nn_flip_cuts c = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, j, k;
    for (k = 0; k < 20; k++) {
        const double limit = 0.05 * (double)(k % 5);
        least = INFINITY;
        for (i = 0; i < M; i++) {
            z[i] = i % 3 == 0;
            score[i] = floor(8.0 * nn_rng_f64(&g)) - (z[i] ? 1.0 : 3.0);     /* with ties */
            truth[i] = score[i] > 1.0 ? 0.9 : nn_rng_f64(&g);
        }
        CHECK_OK(nn_flip_cuts_fit(&c, score, truth, z, M, limit, &e), e);
        for (i = 0; i <= M; i++)
            for (j = 0; j <= M; j++) {
                const double cut[2] = { i < M ? score[i] + 1e-9 : -99.0, j < M ? score[j] + 1e-9 : -99.0 };
                const double v = rule(score, truth, z, M, cut, limit, &dp);
                if (v < least) least = v;
            }
        CHECK_NEAR(rule(score, truth, z, M, c.cut, limit, &dp), least, 1e-9);
        CHECK_NEAR(c.dp, dp, 1e-12);
        CHECK_NEAR(c.error + 4.0 * (c.dp > limit ? c.dp - limit : 0.0) + 0.1 * c.eodds, least, 1e-9);
    }
    for (i = 0; i < M; i++) z[i] = 1;                                     /* a group that is absent */
    CHECK_OK(nn_flip_cuts_fit(&c, score, truth, z, M, 0.0, &e), e);
    CHECK_NEAR(c.cut[0], c.cut[1], 0);
    CHECK_NEAR(c.dp, 0.0, 0);
}
/* the same of three groups, from the largest to the smallest of their shares and rates */
static double rule_of_three(const double *score, const double *truth, const int64_t *z, size_t n,
                            const double *cut, double limit)
{
    double in[3] = { 0 }, pos[3] = { 0 }, taken[3] = { 0 }, hit[3] = { 0 }, wrong = 0.0, gap[3];
    size_t i, k;
    for (i = 0; i < n; i++) {
        const double yes = score[i] > cut[z[i]] ? 1.0 : 0.0;
        in[z[i]] += 1.0;
        pos[z[i]] += truth[i];
        taken[z[i]] += yes;
        hit[z[i]] += yes * truth[i];
        wrong += yes > 0.0 ? 1.0 - truth[i] : truth[i];
    }
    for (k = 0; k < 3; k++) {
        double lo = INFINITY, hi = -INFINITY;
        for (i = 0; i < 3; i++) {
            const double v = k == 0 ? taken[i] / in[i] :
                             k == 1 ? hit[i] / pos[i] :
                                      (taken[i] - hit[i]) / (in[i] - pos[i]);
            if (v < lo) lo = v;
            if (v > hi) hi = v;
        }
        gap[k] = hi - lo;
    }
    return wrong / (double)n + 4.0 * (gap[0] > limit ? gap[0] - limit : 0.0) +
           0.1 * (gap[1] > gap[2] ? gap[1] : gap[2]);
}
/* More than two groups: what is said of the thresholds is so; all of three groups' 9 x 9 x 9 are never
 * better by more than .02, and are mostly no better; of two groups it is the exact rule, nearly. */
static void thresholds_of_many(void)
{
    enum { M = 24, SETS = 300 };
    double score[M], truth[M], apart = 0.0;
    int64_t z[M];
    nn_rng g = nn_rng_make(11, NN_STREAM_USER, 3);
    nn_flip_cuts c = NN_ZERO, two = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, k, equal = 0, a[3];
    for (k = 0; k < SETS; k++) {
        const double limit = 0.05 * (double)(k % 5);
        double least = INFINITY, said, cut[3], v;
        for (i = 0; i < M; i++) {
            z[i] = (int64_t)(i % 3);
            score[i] = floor(12.0 * nn_rng_f64(&g)) - (double)z[i];
            truth[i] = score[i] > 4.0 ? 0.9 - 0.2 * nn_rng_f64(&g) : 0.5 * nn_rng_f64(&g);
        }
        CHECK_OK(nn_flip_cuts_many(&c, score, truth, z, M, 3, limit, &e), e);
        for (a[0] = 0; a[0] <= M; a[0] += 3)
            for (a[1] = 1; a[1] <= M + 1; a[1] += 3)
                for (a[2] = 2; a[2] <= M + 2; a[2] += 3) {
                    for (i = 0; i < 3; i++) cut[i] = a[i] < M ? score[a[i]] - 1e-9 : 99.0;
                    v = rule_of_three(score, truth, z, M, cut, limit);
                    if (v < least) least = v;
                }
        said = c.error + 4.0 * (c.dp > limit ? c.dp - limit : 0.0) + 0.1 * c.eodds;
        v = rule_of_three(score, truth, z, M, c.cut, limit);
        CHECK_NEAR(v, said, 1e-9);
        CHECK_MSG(v >= least - 1e-9 && v <= least + 0.02, "set %zu: %g, the best %g", k, v, least);
        equal += v <= least + 1e-9;
        for (i = 0; i < M; i++) z[i] = z[i] > 0;
        CHECK_OK(nn_flip_cuts_fit(&two, score, truth, z, M, limit, &e), e);
        CHECK_OK(nn_flip_cuts_many(&c, score, truth, z, M, 2, limit, &e), e);
        said = two.error + 4.0 * (two.dp > limit ? two.dp - limit : 0.0) + 0.1 * two.eodds;
        v = c.error + 4.0 * (c.dp > limit ? c.dp - limit : 0.0) + 0.1 * c.eodds;
        CHECK_MSG(v >= said - 1e-9, "set %zu: better than the best of all", k);
        apart += v - said;
    }
    CHECK_MSG(equal > SETS * 9 / 10, "the best of %zu of %d sets", equal, (int)SETS);
    CHECK_MSG(apart / SETS < 1e-3, "two groups: %g above the best", apart / SETS);
    for (i = 0; i < M; i++) z[i] = i % 2 ? 3 : 1;                    /* groups without rows */
    CHECK_OK(nn_flip_cuts_many(&c, score, truth, z, M, 4, 0.1, &e), e);
    CHECK_NEAR(c.cut[0], c.cut[1], 0);
    CHECK_NEAR(c.cut[2], c.cut[1], 0);
    CHECK(c.dp <= 1.0 && c.dp == c.dp);
}
static void gap_and_accuracy(void)
{
    static const double logit[4] = { 1, -1, 2, 3 }, truth[4] = { 1, 0.75, 0.5, 1 };
    static const int64_t z[4] = { 0, 0, 1, 1 }, one[4] = { 1, 1, 1, 1 }, four[4] = { 0, 0, 5, 9 };
    double error;
    CHECK_NEAR(nn_flip_gap(&error, logit, z, 4), 0.5, 0);
    CHECK_NEAR(error, sqrt(0.125), 1e-15);
    CHECK_NEAR(nn_flip_gap(&error, logit, one, 4), 0.0, 0);
    CHECK_NEAR(nn_flip_gap(&error, logit, four, 4), 0.5, 0);
    CHECK_NEAR(error, sqrt(0.125), 1e-15);
    CHECK_NEAR(nn_flip_accuracy(&error, logit, truth, 4), 0.6875, 0);
    CHECK_NEAR(error, sqrt((1 + 0.0625 + 0.25 + 1) / 4 - 0.6875 * 0.6875) / 2, 1e-15);
}
/* share of (right label, flipped label) pairs that v puts in the right order */
static double order_of(const double *v)
{
    double won = 0, all = 0;
    size_t i, j;
    for (i = 0; i < N; i++)
        for (j = 0; j < N; j++) {
            if (y_of[i] != clean_of[i] || y_of[j] == clean_of[j]) continue;
            all += 1;
            won += v[i] > v[j] ? 1.0 : v[i] == v[j] ? 0.5 : 0.0;
        }
    return won / all;
}
static void flips_are_found(void)
{
    nn_flip_rows r = planted(1.0);
    nn_flip_evidence e = NN_ZERO, two = NN_ZERO;
    nn_flip_model m = NN_ZERO;
    nn_error err = NN_ZERO;
    double score[N], error;
    size_t i, right = 0;
    CHECK_OK(nn_flip_evidence_make(&e, &r, 1, 1, &err), err);
    CHECK_OK(nn_flip_evidence_make(&two, &r, 1, 3, &err), err);
    CHECK(memcmp(e.feature, two.feature, N * NN_FLIP_FEATURES * sizeof *e.feature) == 0);
    CHECK(memcmp(e.plain, two.plain, N * sizeof *e.plain) == 0);
    CHECK(order_of(e.plain) > 0.97);
    CHECK_OK(nn_flip_model_fit(&m, &r, e.plain, &e, 0.35, 1, 1, &err), err);
    CHECK_OK(nn_flip_model_scores(score, &m, x_of, 3, N, &err), err);
    for (i = 0; i < N; i++) right += (score[i] > 0.0) == (clean_of[i] != 0);
    CHECK_MSG(right > N * 95 / 100, "right on %zu of %d rows", right, (int)N);
    CHECK(m.base_dp > 0.2 && m.cuts.dp <= m.limit + 1e-12 && m.limit < m.base_dp);
    nn_flip_model_free(&m);
    CHECK_OK(nn_flip_model_fit(&m, &r, e.plain, &e, NAN, 1, 1, &err), err);
    CHECK(m.cuts.cut[0] == 0.0 && m.cuts.cut[1] == 0.0);                 /* without the group: the */
    x_of[2] += 100.0;                                                    /* group changes nothing */
    CHECK_OK(nn_flip_model_scores(&error, &m, x_of, 3, 1, &err), err);
    x_of[2] -= 100.0;
    CHECK_OK(nn_flip_model_scores(score, &m, x_of, 3, 1, &err), err);
    CHECK_NEAR(score[0], error, 0);
    nn_flip_model_free(&m);
    nn_flip_evidence_free(&e);
    nn_flip_evidence_free(&two);
    r = planted(0.0);                         /* the control: x and z say nothing about y */
    CHECK_OK(nn_flip_evidence_make(&e, &r, 1, 1, &err), err);
    CHECK_MSG(fabs(order_of(e.plain) - 0.5) < 0.1, "found %.3f in noise", order_of(e.plain));
    nn_flip_evidence_free(&e);
}
static void refusals(void)
{
    nn_flip_rows r = planted(1.0);
    nn_flip_evidence e = NN_ZERO;
    nn_error err = NN_ZERO;
    size_t i;
    y_of[7] = 2;
    CHECK_INT(nn_flip_evidence_make(&e, &r, 1, 1, &err), NN_E_ARG);
    CHECK(strstr(err.msg, "row 7") != NULL);
    for (i = 0; i < N; i++) y_of[i] = i == 3;
    CHECK_INT(nn_flip_evidence_make(&e, &r, 1, 1, &err), NN_E_ARG);
    CHECK(strstr(err.msg, "399 of 0 and 1 of 1") != NULL);
}
int main(void)
{
    RUN(folds_are_stratified);
    RUN(out_of_fold);
    RUN(neighbours);
    RUN(ranks);
    RUN(thresholds);
    RUN(thresholds_of_many);
    RUN(gap_and_accuracy);
    RUN(flips_are_found);
    RUN(refusals);
    return test_report();
}
