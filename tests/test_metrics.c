/* tests/test_metrics.c - nn_train.h [METRICS] [FAIRNESS]: against figures of scikit-learn, SciPy and by hand */
#define NN_IMPLEMENTATION
#include "../nn_train.h"
#include "nn_test.h"

static const int64_t Y[12]    = { 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2 };
static const int64_t PRED[12] = { 0, 1, 0, 1, 1, 2, 1, 2, 2, 0, 2, 2 };

static void confusion_and_scores(void)
{
    int64_t cm[9], bad[2] = { 0, 3 };
    static const int64_t want[9] = { 2, 1, 0, 0, 3, 1, 1, 0, 4 };
    nn_class_metrics m;
    nn_class_score s[3];
    nn_error e = NN_ZERO;
    int i;
    CHECK_OK(nn_confusion_matrix(cm, Y, PRED, 12, 3, &e), e);
    for (i = 0; i < 9; i++) CHECK_INT(cm[i], want[i]);
    nn_class_metrics_make(&m, s, cm, 3);
    CHECK_NEAR(m.accuracy, 0.75, 1e-15);
    CHECK_NEAR(nn_accuracy(Y, PRED, 12), 0.75, 1e-15);
    CHECK_NEAR(s[0].precision, 2.0 / 3, 1e-15);
    CHECK_NEAR(s[1].recall, 0.75, 1e-15);
    CHECK_NEAR(s[2].f1, 0.8, 1e-15);
    CHECK_INT(s[2].support, 5);
    CHECK_NEAR(m.balanced_accuracy, (2.0 / 3 + 0.75 + 0.8) / 3, 1e-15);
    CHECK_NEAR(m.macro.f1, (2.0 / 3 + 0.75 + 0.8) / 3, 1e-15);
    CHECK_NEAR(m.weighted.f1, (3 * (2.0 / 3) + 4 * 0.75 + 5 * 0.8) / 12, 1e-15);
    CHECK_NEAR(m.micro.f1, 0.75, 1e-15);
    CHECK_INT(nn_confusion_matrix(cm, bad, PRED, 2, 3, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_confusion_matrix: row 1: expected a label of 0 to 2, got 3");
    CHECK_INT(cm[0], 2);                                            /* untouched on failure */
    CHECK(nn_accuracy(Y, PRED, 0) != nn_accuracy(Y, PRED, 0));      /* no rows: undefined */
}
static void report_text(void)
{
    /* scikit-learn 1.9.1's own text for these labels */
    static const char *want =
        "              precision    recall  f1-score   support\n\n"
        "           0       0.67      0.67      0.67         3\n"
        "           1       0.75      0.75      0.75         4\n"
        "           2       0.80      0.80      0.80         5\n\n"
        "    accuracy                           0.75        12\n"
        "   macro avg       0.74      0.74      0.74        12\n"
        "weighted avg       0.75      0.75      0.75        12\n";
    static const char *const names[3] = { "iris setosa of the north", "vers", "\xC3\xA9t\xC3\xA9" };
    char buf[1024], tiny[20];
    int64_t cm[9], wide[16];
    size_t n;
    int i;
    (void)nn_confusion_matrix(cm, Y, PRED, 12, 3, NULL);
    n = nn_class_report(buf, sizeof buf, cm, 3, NULL, 0, 0);
    CHECK_STR(buf, want);
    CHECK_INT(n, strlen(want));
    CHECK_INT(nn_class_report(tiny, sizeof tiny, cm, 3, NULL, 0, 0), n);
    CHECK_INT(strlen(tiny), 19);
    (void)nn_class_report(buf, sizeof buf, cm, 3, names, 3, 0);
    CHECK(strstr(buf, "\n                     \xC3\xA9t\xC3\xA9      0.800     0.800     0.800         5\n") != NULL);
    for (i = 0; i < 16; i++) wide[i] = 0;                           /* class 3 occurs nowhere: no line unless asked */
    wide[0] = 2; wide[5] = 1;
    (void)nn_class_report(buf, sizeof buf, wide, 4, NULL, 2, 0);
    CHECK(strstr(buf, "           3") == NULL && strstr(buf, "macro avg       1.00") != NULL);
    (void)nn_class_report(buf, sizeof buf, wide, 4, NULL, 2, 1);
    CHECK(strstr(buf, "           3       0.00      0.00      0.00         0\n") != NULL && strstr(buf, "macro avg       0.50") != NULL);
}
static void auc(void)
{
    static const int64_t y[8] = { 0, 0, 1, 1, 0, 1, 0, 1 };
    static const double s[8] = { 0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.2, 0.9 };
    static const double tied[4] = { 1, 1, 1, 1 };
    static const int64_t y3[6] = { 0, 1, 2, 2, 1, 0 };
    static const double p3[18] = { .6, .3, .1, .2, .5, .3, .1, .2, .7, .4, .4, .2, .5, .25, .25, .3, .3, .4 };
    double a = 0, macro, weighted, per[3], nan_score[2];
    nn_error e = NN_ZERO;
    CHECK_OK(nn_roc_auc(&a, y, s, 8, NULL, &e), e);
    CHECK_NEAR(a, 13.0 / 16, 1e-15);
    CHECK_OK(nn_roc_auc(&a, y, tied, 4, NULL, &e), e);
    CHECK_NEAR(a, 0.5, 0);
    CHECK_OK(nn_roc_auc(&a, y + 2, s, 2, NULL, &e), e);             /* one class only */
    CHECK(a != a);
    CHECK_OK(nn_roc_auc_ovr(&macro, &weighted, per, y3, p3, 6, 3, NULL, &e), e);
    CHECK_NEAR(per[0], 6.0 / 8, 1e-15);
    CHECK_NEAR(per[1], 5.0 / 8, 1e-15);
    CHECK_NEAR(per[2], 5.0 / 8, 1e-15);
    CHECK_NEAR(macro, 16.0 / 24, 1e-15);
    CHECK_NEAR(weighted, macro, 1e-15);
    nan_score[0] = per[0]; nan_score[1] = nn_accuracy(y, y, 0);
    CHECK_INT(nn_roc_auc(&a, y + 1, nan_score, 2, NULL, &e), NN_E_ARG);
}
static void probabilities(void)
{
    static const int64_t y[4] = { 1, 0, 1, 1 };
    static const double p[4] = { 0.9, 0.2, 0.6, 0.0 };
    static const double q[8] = { 0.1, 0.9, 0.8, 0.2, 0.4, 0.6, 1.0, 0.0 };
    double conf[5], acc[5];
    size_t count[5];
    double want = (-log(0.9) - log(0.8) - log(0.6) - log(2.220446049250313e-16)) / 4;
    CHECK_NEAR(nn_log_loss(y, p, 4, 1), want, 1e-14);
    CHECK_NEAR(nn_log_loss(y, q, 4, 2), want, 1e-14);
    CHECK_NEAR(nn_brier(y, p, 4, 1), (0.01 + 0.04 + 0.16 + 1.0) / 4, 1e-15);
    CHECK_NEAR(nn_brier(y, q, 4, 2), (0.01 + 0.04 + 0.16 + 1.0) / 2, 1e-15);
    /* confidences .9 (right), .8 (right), .6 (right), 1 (wrong); bins of .2: (.4,.6], (.6,.8], (.8,1] */
    CHECK_NEAR(nn_ece(conf, acc, count, y, p, 4, 1, 5), 0.25 * 0.4 + 0.25 * 0.2 + 0.5 * fabs(0.5 - 0.95), 1e-15);
    CHECK_NEAR(nn_ece(conf, acc, count, y, q, 4, 2, 5), 0.25 * 0.4 + 0.25 * 0.2 + 0.5 * fabs(0.5 - 0.95), 1e-15);
    CHECK_INT(count[2], 1);
    CHECK_INT(count[4], 2);
    CHECK(acc[0] != acc[0]);
    CHECK_NEAR(nn_topk_accuracy(Y, q, 1, 3, 1), 0.0, 0);
    { static const double t[4] = { 0.5, 0.5, 0.2, 0.5 }; static const int64_t one[1] = { 1 }, none[1] = { 0 }, last[1] = { 3 };    /* ties: higher class first */
      CHECK_NEAR(nn_topk_accuracy(last, t, 1, 4, 1), 1.0, 0); CHECK_NEAR(nn_topk_accuracy(none, t, 1, 4, 2), 0.0, 0);
      CHECK_NEAR(nn_topk_accuracy(one, t, 1, 4, 1), 0.0, 0); CHECK_NEAR(nn_topk_accuracy(one, t, 1, 4, 2), 1.0, 0); }
}
static void regression_figures(void)
{
    static const double y[4] = { 3, -0.5, 2, 7 }, p[4] = { 2.5, 0.0, 2, 8 }, c[3] = { 1, 1, 1 };
    nn_regression_metrics m;
    double rho;
    nn_error e = NN_ZERO;
    nn_regression_metrics_make(&m, y, p, 4);
    CHECK_NEAR(m.r2, 0.9486081370449679, 1e-15);
    CHECK_NEAR(m.mae, 0.5, 1e-15);
    CHECK_NEAR(m.rmse, 0.6123724356957945, 1e-15);
    CHECK_NEAR(m.pearson, 0.9848696184482703, 1e-14);
    nn_regression_metrics_make(&m, c, c, 3);
    CHECK_NEAR(m.r2, 1.0, 0);
    CHECK(m.pearson != m.pearson);
    nn_regression_metrics_make(&m, c, y, 3);
    CHECK_NEAR(m.r2, 0.0, 0);
    { static const double a[5] = { 1, 2, 2, 4, 5 }, b[5] = { 2, 1, 3, 3, 9 };
      CHECK_OK(nn_spearman(&rho, a, b, 5, NULL, &e), e); CHECK_NEAR(rho, 0.7631578947368421, 1e-14); }
}
static void intervals(void)
{
    static const double x[5] = { 1.0, 2.0, 4.0, 4.0, 7.0 };
    nn_interval r = nn_mean_interval(x, 5, 0.0);
    CHECK_NEAR(nn_student_t(0.95, 4), 2.7764451051977987, 1e-9);
    CHECK_NEAR(nn_student_t(0.95, 1), 12.706204736432095, 1e-8);
    CHECK_NEAR(nn_student_t(0.99, 29), 2.7563859036706049, 1e-9);
    CHECK_NEAR(nn_student_t(0.95, 1e6), 1.9599663840, 1e-6);
    CHECK_NEAR(nn_student_cdf(-1.5, 7), 0.088649243494985, 1e-9);
    CHECK_NEAR(r.mean, 3.6, 1e-15);
    CHECK_NEAR(r.sd, 2.3021728866442679, 1e-14);
    CHECK_NEAR(r.hi - r.mean, 2.7764451051977987 * 2.3021728866442679 / sqrt(5.0), 1e-8);
    r = nn_mean_interval(x, 1, 0.95);
    CHECK(r.n == 1 && r.lo != r.lo);
    CHECK_NEAR(nn_quantile_sorted(x, 5, 0.3), 2.4, 1e-15);
}
static double mean_of(const size_t *rows, size_t n, void *user)
{
    double s = 0;
    size_t i;
    for (i = 0; i < n; i++) s += ((const double *)user)[rows[i]];
    return s / (double)n;
}
static void bootstrap(void)
{
    double x[40];
    nn_interval a, b;
    nn_bootstrap_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    long k;
    int i;
    for (i = 0; i < 40; i++) x[i] = (i * 17) % 40;
    d.seed = 5;
    d.threads = 1;
    CHECK_OK(nn_bootstrap(&a, mean_of, x, 40, &d, &e), e);
    CHECK_NEAR(a.mean, 19.5, 0.3);
    CHECK_NEAR(a.hi - a.lo, 2 * 1.96 * 11.69 / sqrt(40.0), 0.6);
    d.threads = 3;
    CHECK_OK(nn_bootstrap(&b, mean_of, x, 40, &d, &e), e);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
    for (k = 1; k < 6; k++) {                                       /* every allocation fails once: no leak, output untouched */
        test_heap h = { 0 };
        h.fail_at = k;
        d.alloc = test_heap_hooks(&h);
        a.n = 77;
        if (nn_bootstrap(&a, mean_of, x, 40, &d, &e) != NN_OK) CHECK_INT(a.n, 77);
        else CHECK(k > 3);
        CHECK_INT(h.live, 0);
    }
    CHECK_INT(nn_bootstrap(&a, mean_of, x, 0, NULL, &e), NN_E_ARG);
}
static void fairness(void)
{
    static const int64_t y[10] = { 1, 1, 0, 0, 1, 1, 1, 0, 0, 0 };
    static const int64_t p[10] = { 1, 1, 1, 0, 0, 1, 0, 0, 0, 1 };
    static const int64_t z[10] = { 0, 0, 0, 0, 0, 1, 1, 1, 1, 1 };
    static const int64_t one[10] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    double w[10], sum = 0;
    nn_fairness f;
    nn_interval r;
    nn_error e = NN_ZERO;
    int i, known;
    CHECK_OK(nn_fairness_make(&f, y, p, z, NULL, 10, 0, &e), e);
    CHECK_NEAR(f.accuracy, 0.6, 1e-15);
    CHECK_NEAR(f.group[0].selection_rate, 0.6, 1e-15);
    CHECK_NEAR(f.dp_difference, 0.2, 1e-15);
    CHECK_NEAR(f.dp_signed, -0.2, 1e-15);
    CHECK_NEAR(f.dp_ratio, 0.4 / 0.6, 1e-15);
    CHECK_NEAR(f.disparate_impact, 0.4 / 0.6, 1e-15);
    /* TPR 2/3 and 1/2, FPR 1/2 and 1/3 */
    CHECK_NEAR(f.eopp_difference, 1.0 / 6, 1e-15);
    CHECK_NEAR(f.eopp_signed, -1.0 / 6, 1e-15);
    CHECK_NEAR(f.eodds_max, 1.0 / 6, 1e-15);
    CHECK_NEAR(f.eodds_mean, 1.0 / 6, 1e-15);
    CHECK_NEAR(f.aod_signed, -1.0 / 6, 1e-15);
    CHECK_NEAR(f.aaod, 1.0 / 6, 1e-15);
    CHECK_INT(f.undefined, 0);
    CHECK_OK(nn_fairness_make(&f, y, p, one, NULL, 10, 2, &e), e);      /* group 0 is empty: undefined, never 0 */
    CHECK(f.undefined & NN_FAIR_EMPTY_GROUP);
    CHECK(f.dp_difference != f.dp_difference && f.eodds_max != f.eodds_max && f.dp_signed != f.dp_signed && f.dp_ratio != f.dp_ratio);
    CHECK_NEAR(f.accuracy, 0.6, 1e-15);
    CHECK_OK(nn_fairness_make(&f, one, p, z, NULL, 10, 2, &e), e);      /* no negatives: FPR undefined, TPR fine */
    CHECK(f.undefined == NN_FAIR_NO_NEGATIVES && f.eodds_max != f.eodds_max && f.eopp_difference == f.eopp_difference);
    CHECK_NEAR(nn_fairness_field(&f, "dp_difference", &known), 0.2, 1e-15);
    CHECK_INT(known, 1);
    (void)nn_fairness_field(&f, "nothing", &known);
    CHECK_INT(known, 0);
    CHECK_INT(nn_fairness_make(&f, y, p, Y, NULL, 10, 2, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_fairness_make: row 7: expected a group of 0 to 1, got 2");
    CHECK_OK(nn_fairness_bootstrap(&r, "accuracy", y, p, z, 10, 2, NULL, &e), e);
    CHECK(r.lo < 0.6 && r.hi > 0.6 && r.n == 1000);
    CHECK_INT(nn_fairness_bootstrap(&r, "acuracy", y, p, z, 10, 2, NULL, &e), NN_E_ARG);
    CHECK_OK(nn_reweigh(w, y, z, 10, 2, &e), e);
    for (i = 0; i < 10; i++) sum += w[i];
    CHECK_NEAR(sum, 10.0, 1e-12);
    CHECK_NEAR(w[0], 5.0 * 5.0 / (10.0 * 3.0), 1e-15);
    CHECK_NEAR(nn_label_dp_gap(y, z, 10, 2), 0.2, 1e-15);
}
/* Coverage over sets drawn from known rates, at a true difference of 0 too, where a percentile bootstrap of |d| covers never. */
static void fairness_intervals(void)
{
    enum { SETS = 2000, MOST = 400 };
    static const struct { size_t n; double share, rate[2], tpr[2], fpr[2]; } cell[5] = {
        { 300, 0.5, { 0.5, 0.5 }, { 0.7, 0.7 }, { 0.2, 0.2 } },      /* 0 everywhere */
        { 60, 0.5, { 0.5, 0.5 }, { 0.7, 0.7 }, { 0.2, 0.2 } },
        { 400, 0.2, { 0.3, 0.6 }, { 0.7, 0.9 }, { 0.2, 0.3 } },
        { 200, 0.3, { 0.4, 0.6 }, { 0.95, 0.98 }, { 0.05, 0.02 } },
        { 400, 0.5, { 0.5, 0.5 }, { 0.6, 0.7 }, { 0.3, 0.2 } } };
    static const char *const figure[8] = { "accuracy", "dp_signed", "eopp_signed", "fpr_signed",
        "dp_difference", "eopp_difference",
                                           "eodds_max", "eodds_mean" };
    int64_t y[MOST], p[MOST], z[MOST];
    double least = 1.0, mean = 0.0;
    nn_rng g = nn_rng_make(5, NN_STREAM_USER, 0);
    nn_error e = NN_ZERO;
    nn_fairness f;
    nn_interval r, b;
    size_t c, i, k, set;
    for (c = 0; c < 5; c++) {
        double truth[8], hit[8] = { 0 }, said[8] = { 0 }, sel[2], t, q;
        for (k = 0; k < 2; k++) sel[k] = cell[c].rate[k] * cell[c].tpr[k] + (1 - cell[c].rate[k]) * cell[c].fpr[k];
        t = cell[c].tpr[1] - cell[c].tpr[0];
        q = cell[c].fpr[1] - cell[c].fpr[0];
        truth[0] = 0.0;
        for (k = 0; k < 2; k++)
            truth[0] += (k ? cell[c].share : 1 - cell[c].share) *
                        (cell[c].rate[k] * cell[c].tpr[k] + (1 - cell[c].rate[k]) * (1 - cell[c].fpr[k]));
        truth[1] = sel[1] - sel[0];
        truth[2] = t;
        truth[3] = q;
        truth[4] = fabs(truth[1]);
        truth[5] = fabs(t);
        truth[6] = fabs(t) > fabs(q) ? fabs(t) : fabs(q);
        truth[7] = 0.5 * (fabs(t) + fabs(q));
        for (set = 0; set < SETS; set++) {
            for (i = 0; i < cell[c].n; i++) {
                z[i] = nn_rng_f64(&g) < cell[c].share;
                y[i] = nn_rng_f64(&g) < cell[c].rate[z[i]];
                p[i] = nn_rng_f64(&g) < (y[i] ? cell[c].tpr[z[i]] : cell[c].fpr[z[i]]);
            }
            if (nn_fairness_make(&f, y, p, z, NULL, cell[c].n, 2, &e) != NN_OK ||
                f.undefined & ~(unsigned)NN_FAIR_ZERO_RATE) continue;
            for (k = 0; k < 8; k++) {
                CHECK_OK(nn_fairness_interval(&r, &f, figure[k], 0, &e), e);
                CHECK_MSG(r.lo <= r.mean && r.mean <= r.hi, "%s: %g outside %g to %g", figure[k], r.mean, r.lo, r.hi);
                hit[k] += r.lo <= truth[k] + 1e-12 && truth[k] <= r.hi + 1e-12;
                said[k] += 1;
            }
        }
        for (k = 0; k < 8; k++) {
            CHECK(said[k] > 0.95 * SETS);
            CHECK_MSG(hit[k] / said[k] >= 0.92, "cell %zu: %s covers %.3f", c, figure[k], hit[k] / said[k]);
            if (hit[k] / said[k] < least) least = hit[k] / said[k];
            mean += hit[k] / said[k] / 40.0;
        }
    }
    printf("fairness intervals: coverage %.3f in the mean, %.3f at the least\n", mean, least);
    CHECK(mean >= 0.94);
    /* the same ends from the bootstrap of a folded figure; a signed one keeps its percentiles */
    CHECK_OK(nn_fairness_interval(&r, &f, "eodds_max", 0.9, &e), e);
    { nn_bootstrap_desc d = NN_ZERO; d.level = 0.9; d.reps = 50;
      CHECK_OK(nn_fairness_bootstrap(&b, "eodds_max", y, p, z, cell[4].n, 2, &d, &e), e); }
    CHECK_NEAR(b.lo, r.lo, 0);
    CHECK_NEAR(b.hi, r.hi, 0);
    CHECK_INT(b.n, 50);
    CHECK_OK(nn_fairness_make(&f, y, p, z, NULL, 60, 3, &e), e);              /* group 2 is empty */
    CHECK_OK(nn_fairness_interval(&r, &f, "dp_difference", 0, &e), e);
    CHECK(r.lo != r.lo && r.hi != r.hi);
    for (i = 0; i < 60; i++) z[i] = (int64_t)(i % 3);
    CHECK_OK(nn_fairness_make(&f, y, p, z, NULL, 60, 3, &e), e);
    CHECK_OK(nn_fairness_interval(&r, &f, "dp_difference", 0, &e), e);
    CHECK(r.lo >= 0.0 && r.lo <= r.mean && r.hi > r.mean);
    CHECK_OK(nn_fairness_interval(&r, &f, "dp_signed", 0, &e), e);
    CHECK(r.lo != r.lo);                                                      /* signed: two groups only */
    CHECK_INT(nn_fairness_interval(&r, &f, "dp_ratio", 0, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_fairness_interval: no interval for a figure 'dp_ratio'");
}
/* Wilson's of 20 of 20 is known; the corrected t by hand; a paired bootstrap of a constant. */
static void intervals_of_scores(void)
{
    static const double five[5] = { 0.6, 0.7, 0.65, 0.8, 0.75 };
    static const int64_t group[6] = { 4, 9, 4, 9, 4, 9 };
    double a[6], b[6];
    nn_bootstrap_desc bd = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_interval w = nn_wilson(20, 20, 0), t = nn_corrected_t(five, 5, 0.25, 0);
    int i;
    CHECK_NEAR(w.lo, 0.8388750, 1e-6);
    CHECK_NEAR(w.hi, 1.0, 0);
    w = nn_wilson(7, 10, 0);                       /* statsmodels proportion_confint(wilson) */
    CHECK_NEAR(w.lo, 0.3967781, 1e-6);
    CHECK_NEAR(w.hi, 0.8922087, 1e-6);
    CHECK(nn_wilson(0, 0, 0).lo != nn_wilson(0, 0, 0).lo);
    CHECK_NEAR(t.mean, 0.7, 1e-15);
    CHECK_NEAR(t.hi - t.mean, 2.7764451 * sqrt(0.00625) * sqrt(0.45), 1e-8);
    for (i = 0; i < 6; i++) { a[i] = i; b[i] = i - 0.5; }
    CHECK_OK(nn_bootstrap_paired(&w, a, b, 6, group, &bd, &e), e);
    CHECK_NEAR(w.mean, 0.5, 1e-15);
    CHECK_NEAR(w.lo, 0.5, 1e-12);
    b[3] = 0.0 / (b[0] + 0.5);
    CHECK_INT(nn_bootstrap_paired(&w, a, b, 6, NULL, &bd, &e), NN_E_ARG);
}
/* Scores and their intervals: undefined stays undefined, groups stand anywhere, ends are possible. */
static void scores_of_rows(void)
{
    static const int64_t label[8] = { 0, 1, 0, 1, 0, 1, 0, 1 }, fold[8] = { 0, 0, 0, 0, 1, 1, 1, 1 };
    static const int64_t together[8] = { 0, 1, 0, 1, 2, 3, 2, 3 };
    double out[16], h[8], v, y[8], sum;
    nn_score_desc d = NN_ZERO;
    nn_interval r;
    nn_error e = NN_ZERO;
    int i;
    d.n = 8;
    d.n_classes = 2;
    d.label = label;
    d.fold = fold;
    for (i = 0; i < 8; i++) { out[2 * i] = label[i] ? 0.2 : 0.8; out[2 * i + 1] = 1 - out[2 * i]; }
    CHECK_OK(nn_score_make(&v, h, &d, out, &e), e);
    CHECK_NEAR(v, 1.0, 0);
    CHECK_OK(nn_score_interval(&r, v, h, &d, &e), e);
    CHECK_NEAR(r.lo, nn_wilson(8, 8, 0).lo, 1e-15);
    CHECK_NEAR(r.hi, 1.0, 0);
    d.group = together;                            /* four draws, not eight */
    CHECK_OK(nn_score_interval(&r, v, h, &d, &e), e);
    CHECK_INT(r.n, 4);
    CHECK_NEAR(r.lo, nn_wilson(4, 4, 0).lo, 1e-15);
    out[0] = 0.1;
    out[1] = 0.9;                                  /* one row wrong */
    d.group = NULL;
    for (d.kind = NN_SCORE_ACCURACY; d.kind < NN_SCORE_R2; d.kind = (nn_score_kind)(d.kind + 1)) {
        CHECK_OK(nn_score_make(&v, h, &d, out, &e), e);
        CHECK_NEAR(v, d.kind == NN_SCORE_AUC ? 0.75 : 0.875, 1e-15);
        for (i = 0, sum = 0; i < 8; i++) sum += h[i];
        CHECK_NEAR(sum, 0.0, 1e-12);
        CHECK_OK(nn_score_interval(&r, v, h, &d, &e), e);
        CHECK(r.lo > 0 && r.lo < v && r.hi > v && r.hi < 1);
    }
    d.kind = NN_SCORE_AUC;                         /* a fold with one class has no pairs */
    for (i = 0; i < 8; i++) y[i] = 0;
    d.label = fold;
    CHECK_OK(nn_score_make(&v, h, &d, out, &e), e);
    CHECK(v != v);
    d.kind = NN_SCORE_R2;
    d.target = y;
    CHECK_OK(nn_score_make(&v, h, &d, out, &e), e);
    CHECK(v != v);                                 /* a constant target */
    CHECK_OK(nn_score_interval(&r, v, h, &d, &e), e);
    CHECK(r.lo != r.lo && r.hi != r.hi);
    for (i = 0; i < 8; i++) { y[i] = i; out[i] = i + (i & 1 ? 0.5 : -0.5); }
    CHECK_OK(nn_score_make(&v, h, &d, out, &e), e);
    CHECK_NEAR(v, 1.0 - 2.0 / 42.0, 1e-15);
    CHECK_OK(nn_score_interval(&r, v, h, &d, &e), e);
    CHECK(r.lo < v && r.hi > v && r.hi < 1);
}
/* the AUC's influences against the pairs one by one: folds, ties, classes; bit for bit */
static void auc_of_pairs(void)
{
    enum { N = 90 };
    int64_t label[N], fold[N];
    double out[3 * N], h[N], want[N], above[N], met[N], v, auc;
    nn_score_desc d = NN_ZERO;
    nn_rng g = nn_rng_make(5, NN_STREAM_USER, 0);
    nn_error e = NN_ZERO;
    size_t trial, i, j, c, k;
    d.kind = NN_SCORE_AUC;
    d.label = label;
    for (trial = 0; trial < 60; trial++) {
        k = 2 + trial % 2;
        d.n = 4 + trial % (N - 3);
        d.n_classes = k;
        d.fold = trial % 3 ? fold : NULL;
        for (i = 0; i < d.n; i++) {
            label[i] = (int64_t)(nn_rng_f64(&g) * (double)k);
            fold[i] = (int64_t)(nn_rng_f64(&g) * 4.0) - 1;
        }
        for (i = 0; i < d.n * k; i++)                /* few values: many ties; infinite ones too */
            out[i] = trial % 5 ? floor(nn_rng_f64(&g) * 9.0) - 4.0 : nn_rng_f64(&g);
        if (trial % 7 == 0) out[0] = out[1] = INFINITY;
        for (i = 0; i < d.n; i++) want[i] = 0.0;
        for (i = 0; i < k; i++) { label[i] = (int64_t)i; fold[i] = 0; }   /* a pair at least */
        auc = 0.0;
        for (c = k == 2 ? 1 : 0; c < k; c++) {
            double wins = 0.0, pairs = 0.0;
            for (i = 0; i < d.n; i++) above[i] = met[i] = 0.0;
            for (i = 0; i < d.n; i++)
                for (j = 0; j < d.n && (size_t)label[i] == c; j++) {
                    const double a = out[i * k + c], b = out[j * k + c], win = a > b ? 1.0 : a < b ? 0.0 : 0.5;
                    if ((size_t)label[j] == c || (d.fold && fold[i] != fold[j])) continue;
                    above[i] += win; above[j] += win; met[i] += 1.0; met[j] += 1.0; wins += win; pairs += 1.0;
                }
            for (i = 0; i < d.n; i++) want[i] += (double)d.n * (above[i] - wins / pairs * met[i]) / pairs;
            auc += wins / pairs / (double)(k == 2 ? 1 : k);
        }
        CHECK_OK(nn_score_make(&v, h, &d, out, &e), e);
        CHECK_NEAR(v, auc, 0);
        for (i = 0; i < d.n; i++) CHECK_MSG(h[i] == want[i] / (double)(k == 2 ? 1 : k), "trial %zu, row %zu", trial, i);
    }
}
/* labels made right at a share of positives, the best mix of any two thresholds: every pair tried */
static double parity_by_hand(const int64_t *y, const int64_t *z, const double *score, size_t n, int64_t g, double share)
{
    double at[64], right[64], best = -1.0, rows = 0.0;
    size_t m = 0, i, j, k;
    for (i = 0; i < n; i++) rows += z[i] == g;
    for (k = 0; k <= n; k++) {                       /* positive: scores at or above that of row k; n: none */
        if (k < n && z[k] != g) continue;
        at[m] = right[m] = 0.0;
        for (i = 0; i < n; i++) {
            const int pos = k < n && score[i] >= score[k];
            if (z[i] != g) continue;
            at[m] += pos / rows;
            right[m] += pos == (y[i] != 0);
        }
        m++;
    }
    for (i = 0; i < m; i++)
        for (j = 0; j < m; j++) {
            if (!(at[i] <= share + 1e-12 && at[j] >= share - 1e-12)) continue;
            k = at[j] - at[i] > 1e-12;
            best = fmax(best, k ? right[i] + (right[j] - right[i]) * (share - at[i]) / (at[j] - at[i]) : right[i]);
        }
    return best;
}
static void equal_shares(void)
{
    enum { N = 40 };
    int64_t y[N], z[N];
    double score[N], rate, right;
    nn_parity_cut cut[3];
    nn_rng g = nn_rng_make(8, NN_STREAM_USER, 0);
    nn_error e = NN_ZERO;
    size_t trial, i, k, n;
    for (trial = 0; trial < 60; trial++) {
        double got[2] = { 0, 0 }, rows[2] = { 0, 0 }, made = 0.0, best = 0.0;
        n = 6 + trial % (N - 5);
        for (i = 0; i < n; i++) {
            z[i] = i < 2 ? (int64_t)i : (int64_t)(nn_rng_f64(&g) * 2.0);
            y[i] = nn_rng_f64(&g) < 0.3 + 0.3 * (double)z[i];
            score[i] = trial % 3 ? floor(6.0 * nn_rng_f64(&g) + 3.0 * (double)y[i]) : nn_rng_f64(&g) + (double)y[i];
        }
        CHECK_OK(nn_parity_fit(cut, &rate, &right, y, z, score, n, 3, NULL, &e), e);
        for (i = 0; i < n; i++) {
            const double p = nn_parity_probability(&cut[z[i]], score[i]);
            CHECK(p >= 0.0 && p <= 1.0);
            got[z[i]] += p;
            rows[z[i]] += 1.0;
            made += y[i] ? p : 1.0 - p;
        }
        for (k = 0; k < 2; k++) CHECK_NEAR(got[k] / rows[k], rate, 1e-12);
        CHECK_NEAR(made / (double)n, right, 1e-12);
        for (k = 0; k <= 1000; k++)                  /* no share does better, and the one found is one of them */
            best = fmax(best, parity_by_hand(y, z, score, n, 0, (double)k / 1000.0) + parity_by_hand(y, z, score, n, 1, (double)k / 1000.0));
        CHECK_MSG(best / (double)n <= right + 1e-12, "trial %zu: %.17g by hand, %.17g", trial, best / (double)n, right);
        CHECK_NEAR(parity_by_hand(y, z, score, n, 0, rate) + parity_by_hand(y, z, score, n, 1, rate), right * (double)n, 1e-9);
        CHECK(nn_parity_probability(&cut[2], 1e300) == 0.0);         /* a group without rows */
    }
    z[0] = 3;
    CHECK_INT(nn_parity_fit(cut, NULL, NULL, y, z, score, 6, 3, NULL, &e), NN_E_ARG);
    z[0] = 0; score[1] = INFINITY;
    CHECK_INT(nn_parity_fit(cut, NULL, NULL, y, z, score, 6, 3, NULL, &e), NN_E_ARG);
    CHECK_INT(nn_parity_fit(cut, NULL, NULL, y, z, score, 0, 2, NULL, &e), NN_E_ARG);
}
/* the example of the definition, by hand: t = .75, .6; row 3 and row 7 are confidently of the other class, row 4 of neither */
static void confident(void)
{
    static const int64_t y[8] = { 0, 0, 0, 0, 1, 1, 1, 1 };
    static const double p1[8] = { 0.0, 0.1, 0.2, 0.7, 0.5, 0.9, 0.9, 0.1 };
    double p[16], joint[4];
    uint8_t keep[8];
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < 8; i++) { p[2 * i] = 1.0 - p1[i]; p[2 * i + 1] = p1[i]; }
    CHECK_OK(nn_confident_joint(joint, y, p, 8, 2, &e), e);
    CHECK_NEAR(joint[0], 0.75 * 0.5, 1e-15);          /* three of four stay at .75 */
    CHECK_NEAR(joint[1], 0.25 * 0.5, 1e-15);
    CHECK_NEAR(joint[2], 0.5 / 3.0, 1e-15);           /* two of three: row 4 is not counted */
    CHECK_NEAR(joint[3], 1.0 / 3.0, 1e-15);
    CHECK_OK(nn_confident_keep(keep, joint, y, p, 8, 2, 0, NULL, &e), e);
    for (i = 0; i < 8; i++) CHECK_INT(keep[i], i != 3 && i != 7);
    CHECK_OK(nn_confident_keep(keep, joint, y, p, 8, 2, 4, NULL, &e), e);
    for (i = 0; i < 8; i++) CHECK_INT(keep[i], 1);    /* four rows of a label stay */
    p[5] = 1.5;
    CHECK_INT(nn_confident_joint(joint, y, p, 8, 2, &e), NN_E_ARG);
    CHECK_INT(nn_confident_joint(joint, y, p, 8, 1, &e), NN_E_ARG);
    CHECK_INT(nn_confident_joint(joint, y, p, 2, 2, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_confident: no row is labelled 1");
}
static void confident_at_the_cut(void)           /* a probability 1e-6 below the cut still counts, exactly there */
{
    static const int64_t y[3] = { 0, 1, 1 };
    double p[6], joint[4];
    nn_error e = NN_ZERO;
    p[0] = 0.9;
    p[2] = 0.05;
    p[4] = p[0] - 1e-6;
    p[1] = 1.0 - p[0];
    p[3] = 1.0 - p[2];
    p[5] = 1.0 - p[4];
    CHECK_OK(nn_confident_joint(joint, y, p, 3, 2, &e), e);
    CHECK_NEAR(joint[2], 1.0 / 3.0, 1e-15);
    CHECK_NEAR(joint[3], 1.0 / 3.0, 1e-15);
}
static void average_precision_and_difference(void)
{
    static const int64_t y[4] = { 0, 0, 1, 1 }, tied[4] = { 1, 0, 1, 0 }, none[4] = { 0, 0, 0, 0 };
    static const double score[4] = { 0.1, 0.4, 0.35, 0.8 }, same[4] = { 2, 2, 2, 2 };
    static const double a[4] = { 1, -1, 1, -1 }, b[4] = { 0, 0, 0, 0 };
    static const int64_t fold[4] = { 0, 1, 0, 1 };
    double bad[4] = { 0, 0, 0, 0 }, ap;
    nn_score_pair pair;
    nn_score_desc d;
    nn_interval r;
    nn_error e;
    CHECK_OK(nn_average_precision(&ap, y, score, 4, NULL, &e), e);
    CHECK_NEAR(ap, 0.5 + 0.5 * 2.0 / 3.0, 1e-15);
    CHECK_OK(nn_average_precision(&ap, tied, same, 4, NULL, &e), e);
    CHECK_NEAR(ap, 0.5, 1e-15);                  /* one threshold: the share of positives */
    CHECK_OK(nn_average_precision(&ap, none, score, 4, NULL, &e), e);
    CHECK(ap != ap);
    bad[2] = ap;
    CHECK_REFUSED("NaN score", nn_average_precision(&ap, y, bad, 4, NULL, &e), e, NN_E_ARG, "row 2");
    memset(&d, 0, sizeof d);
    d.n = 4;
    pair.value_a = 0.75;
    pair.value_b = 0.5;
    pair.influence_a = a;
    pair.influence_b = b;
    CHECK_OK(nn_score_difference(&r, &pair, &d, &e), e);
    CHECK_NEAR(r.mean, 0.25, 1e-15);
    CHECK_NEAR(r.hi - r.mean, 3.182446305284263 * sqrt(1.0 / 3.0), 1e-9);   /* t of 3 df */
    CHECK_NEAR(r.mean - r.lo, r.hi - r.mean, 1e-15);
    d.fold = fold;                               /* cross-validation: twice the variance */
    CHECK_OK(nn_score_difference(&r, &pair, &d, &e), e);
    CHECK_NEAR(r.hi - r.mean, 3.182446305284263 * sqrt(2.0 / 3.0), 1e-9);
    pair.influence_b = a;                        /* the same rows right: nothing varies */
    CHECK_OK(nn_score_difference(&r, &pair, &d, &e), e);
    CHECK(r.lo == r.mean && r.hi == r.mean);
}
/* scikit-learn's f_classif and SciPy's f.sf on the same numbers */
static void f_ratios(void)
{
    static double x[21] = { 1, 2,   0.5,  2,   1,   0.25, 1.5, 2.5, 0.75, 4, 2,
                                  0.5, 5, 1.5, -1, 4.5, 2.2, 0,   0,   1.8, 2 };
    static const int64_t y[7] = { 0, 0, 0, 2, 2, 2, 1 };
    static const double f[3] = { 42.42857142857143, 0.014686248331112619, 5.493087557603685 };
    static const double p[3] = { 0.002026447203813029, 0.9854739466887608, 0.0712423729403346 };
    static const double tail[4][4] = { { 0.5, 1, 3, 0.530477770932957 },
                                       { 3.1, 9, 7190, 0.001006788540172711 },
                                       { 24, 9, 7190, 6.43274924481531e-41 },
                                       { 2, 3.5, 10, 0.1741314630601463 } };
    double got[3], chance[3], same[14], bad[21];
    size_t shape[2], i;
    nn_tensor t;
    nn_error e = NN_ZERO;
    for (i = 0; i < 4; i++) {
        const double q = nn_f_tail(tail[i][0], tail[i][1], tail[i][2]);
        CHECK_MSG(fabs(q - tail[i][3]) <= 1e-11 * tail[i][3], "tail %zu: %.17g", i, q);
    }
    CHECK(nn_f_tail(0, 2, 3) == 1 && nn_f_tail(INFINITY, 2, 3) == 0 && nn_f_tail(1, 0, 3) != nn_f_tail(1, 0, 3));
    shape[0] = 7;
    shape[1] = 3;
    t = nn_tensor_view(x, NN_F64, 2, shape);
    CHECK_OK(nn_f_classif(got, chance, &t, y, 4, NULL, &e), e);       /* class 3 has no rows */
    for (i = 0; i < 3; i++) {
        CHECK_MSG(fabs(got[i] - f[i]) <= 1e-13 * (1 + f[i]), "column %zu: F %.17g", i, got[i]);
        CHECK_MSG(fabs(chance[i] - p[i]) <= 1e-13, "column %zu: p %.17g", i, chance[i]);
    }
    for (i = 0; i < 7; i++) { same[2 * i] = 3; same[2 * i + 1] = (double)y[i]; }
    shape[1] = 2;
    t = nn_tensor_view(same, NN_F64, 2, shape);
    CHECK_OK(nn_f_classif(got, chance, &t, y, 3, NULL, &e), e);
    CHECK(got[0] == 0 && chance[0] == 1 && got[1] == INFINITY && chance[1] == 0);
    CHECK_INT(nn_f_classif(got, NULL, &t, y, 2, NULL, &e), NN_E_ARG);  /* label 2 of two classes */
    shape[0] = 3;
    t = nn_tensor_view(same, NN_F64, 2, shape);
    CHECK_INT(nn_f_classif(got, NULL, &t, y, 3, NULL, &e), NN_E_ARG);  /* one class alone */
    memcpy(bad, x, sizeof bad);
    bad[5] = INFINITY;
    shape[0] = 7;
    shape[1] = 3;
    t = nn_tensor_view(bad, NN_F64, 2, shape);
    CHECK_INT(nn_f_classif(got, NULL, &t, y, 3, NULL, &e), NN_E_NONFINITE);
}
int main(void)
{
    RUN(f_ratios);
    RUN(confusion_and_scores);
    RUN(report_text);
    RUN(auc);
    RUN(probabilities);
    RUN(regression_figures);
    RUN(intervals);
    RUN(bootstrap);
    RUN(intervals_of_scores);
    RUN(scores_of_rows);
    RUN(auc_of_pairs);
    RUN(equal_shares);
    RUN(confident); RUN(confident_at_the_cut);
    RUN(average_precision_and_difference);
    RUN(fairness);
    RUN(fairness_intervals);
    return test_report();
}
