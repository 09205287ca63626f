/* tests/interop/fair_lib.c - flat wrappers of nn_train.h for test_fair.py (a shared library, called by ctypes) */
#define NN_IMPLEMENTATION
#include "../../nn_train.h"
#include "../../nn_data.h"

int fair_logistic(double *coef, double *intercept, double *proba, const void *x, int is_f32, size_t n, size_t d, const int64_t *y, const double *w,
                  double lambda, int no_penalty, int no_intercept, int multinomial, int dual, long *iterations, char *msg);
int fair_logistic(double *coef, double *intercept, double *proba, const void *x, int is_f32, size_t n, size_t d, const int64_t *y, const double *w,
                  double lambda, int no_penalty, int no_intercept, int multinomial, int dual, long *iterations, char *msg)
{
    size_t shape[2];
    nn_tensor t;
    nn_linear m = NN_ZERO;
    nn_logistic_desc q = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_status s;
    shape[0] = n; shape[1] = d;
    t = nn_tensor_view((void *)(uintptr_t)x, is_f32 ? NN_F32 : NN_F64, 2, shape);
    q.lambda = lambda; q.no_penalty = no_penalty; q.no_intercept = no_intercept; q.multinomial = multinomial; q.dual = dual; q.weight = w;
    s = nn_logistic_fit(&m, &t, y, &q, &e);
    if (s == NN_OK) {
        memcpy(coef, m.coef.data, nn_tensor_bytes(&m.coef));
        memcpy(intercept, m.intercept.data, nn_tensor_bytes(&m.intercept));
        if (proba) s = nn_linear_proba(proba, &m, &t, &e);
        *iterations = m.converged ? (long)m.iterations : -(long)m.iterations;
    }
    nn_linear_free(&m);
    strcpy(msg, e.msg);
    return (int)s;
}
int fair_ridge(double *coef, double *intercept, const double *x, size_t n, size_t d, const double *y, size_t t, const double *w, double lambda, int no_intercept, int dual);
int fair_ridge(double *coef, double *intercept, const double *x, size_t n, size_t d, const double *y, size_t t, const double *w, double lambda, int no_intercept, int dual)
{
    size_t sx[2], sy[2];
    nn_tensor tx, ty;
    nn_linear m = NN_ZERO;
    nn_ridge_desc q = NN_ZERO;
    nn_status s;
    sx[0] = n; sx[1] = d; sy[0] = n; sy[1] = t;
    tx = nn_tensor_view((void *)(uintptr_t)x, NN_F64, 2, sx);
    ty = nn_tensor_view((void *)(uintptr_t)y, NN_F64, 2, sy);
    q.lambda = lambda; q.no_intercept = no_intercept; q.dual = dual; q.weight = w;
    s = nn_ridge_fit(&m, &tx, &ty, &q, NULL);
    if (s == NN_OK) {
        memcpy(coef, m.coef.data, nn_tensor_bytes(&m.coef));
        memcpy(intercept, m.intercept.data, nn_tensor_bytes(&m.intercept));
    }
    nn_linear_free(&m);
    return (int)s;
}
size_t fair_report(char *buf, size_t cap, const int64_t *y, const int64_t *p, size_t n, size_t k, int digits);
size_t fair_report(char *buf, size_t cap, const int64_t *y, const int64_t *p, size_t n, size_t k, int digits)
{
    int64_t *cm = (int64_t *)malloc(k * k * sizeof *cm);
    size_t len = 0;
    if (cm && nn_confusion_matrix(cm, y, p, n, k, NULL) == NN_OK) len = nn_class_report(buf, cap, cm, k, NULL, digits, 0);
    free(cm);
    return len;
}
/* out: accuracy, balanced, log loss, brier, ece, auc macro, auc weighted, top2, then spearman and pearson of columns 0 and 1 of p */
int fair_scores(double *out, const int64_t *y, const double *p, size_t n, size_t k);
int fair_scores(double *out, const int64_t *y, const double *p, size_t n, size_t k)
{
    int64_t *pred = (int64_t *)malloc(n * sizeof *pred), *cm = (int64_t *)malloc(k * k * sizeof *cm);
    double *a = (double *)malloc(2 * n * sizeof *a);
    nn_class_metrics m;
    size_t i;
    if (!pred || !cm || !a) return 1;
    nn_argmax_rows(pred, p, n, k);
    (void)nn_confusion_matrix(cm, y, pred, n, k, NULL);
    nn_class_metrics_make(&m, NULL, cm, k);
    out[0] = m.accuracy; out[1] = m.balanced_accuracy; out[2] = nn_log_loss(y, p, n, k); out[3] = nn_brier(y, p, n, k);
    out[4] = nn_ece(NULL, NULL, NULL, y, p, n, k, 15);
    (void)nn_roc_auc_ovr(&out[5], &out[6], NULL, y, p, n, k, NULL, NULL);
    out[7] = nn_topk_accuracy(y, p, n, k, 2);
    for (i = 0; i < n; i++) { a[i] = p[i * k]; a[n + i] = p[i * k + 1]; }
    (void)nn_spearman(&out[8], a, a + n, n, NULL, NULL);
    out[9] = nn_pearson(a, a + n, n);
    free(pred); free(cm); free(a);
    return 0;
}
double fair_student(double level, double df);
double fair_student(double level, double df) { return nn_student_t(level, df); }
int fair_figures(double *out, const int64_t *y, const int64_t *p, const int64_t *z, size_t n, size_t groups);
int fair_figures(double *out, const int64_t *y, const int64_t *p, const int64_t *z, size_t n, size_t groups)
{
    static const char *const name[11] = { "dp_difference", "dp_ratio", "eopp_difference", "eodds_max", "eodds_mean", "dp_signed", "disparate_impact", "eopp_signed", "aod_signed", "aaod", "accuracy_gap" };
    nn_fairness f;
    int i;
    if (nn_fairness_make(&f, y, p, z, NULL, n, groups, NULL) != NN_OK) return 1;
    for (i = 0; i < 11; i++) out[i] = nn_fairness_field(&f, name[i], NULL);
    return 0;
}
int fair_reweigh(double *w, const int64_t *y, const int64_t *z, size_t n);
int fair_reweigh(double *w, const int64_t *y, const int64_t *z, size_t n) { return (int)nn_reweigh(w, y, z, n, 2, NULL); }

/* logistic or n_in-h1-h2-1 tanh inner model: hypergradient of the query loss plus lambda |DP gap| */
int fair_bilevel(double *outer, double *dw, double *dt, const double *theta0, size_t n_in, size_t h1, size_t h2, int mse, size_t steps, double lr, double momentum, double decay, double lambda, int order,
                 const double *x, const double *y, const double *w, size_t n, const double *xq, const double *yq, const int64_t *zq, size_t nq);
int fair_bilevel(double *outer, double *dw, double *dt, const double *theta0, size_t n_in, size_t h1, size_t h2, int mse, size_t steps, double lr, double momentum, double decay, double lambda, int order,
                 const double *x, const double *y, const double *w, size_t n, const double *xq, const double *yq, const int64_t *zq, size_t nq)
{
    nn_bilevel_desc d = NN_ZERO;
    nn_bilevel_result r = NN_ZERO;
    nn_inner_data s = NN_ZERO, q = NN_ZERO;
    nn_status st;
    d.model.n_in = n_in;
    if (h1) { d.model.n_hidden = 2; d.model.hidden[0] = h1; d.model.hidden[1] = h2; }
    d.model.act = NN_ACT_TANH;
    d.model.loss = mse ? NN_INNER_MSE : NN_INNER_BCE;
    d.steps = steps; d.lr = lr; d.momentum = momentum; d.weight_decay = decay; d.lambda_fair = lambda; d.order = (nn_order)order;
    s.n = n; s.x = x; s.y = y; s.weight = w;
    q.n = nq; q.x = xq; q.y = yq; q.z = zq;
    st = nn_bilevel_run(&r, dw, dt, NULL, theta0, &s, &q, &d, NULL);
    *outer = r.outer;
    return (int)st;
}

/* a table of text, numbers and gaps; x NULL: only *d. how: nn_tabular_missing, 10 + nn_impute_kind: NN_TABULAR_NAN, filled in */
int fair_table(double *x, size_t *n, size_t *d, const char *path, size_t levels, int how, char *msg);
int fair_table(double *x, size_t *n, size_t *d, const char *path, size_t levels, int how, char *msg)
{
    nn_tabular_desc q = NN_ZERO;
    nn_tabular t = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_status s;
    double *value = NULL;
    q.label = "y"; q.label_value = "1"; q.group = "g"; q.group_value = "u";
    q.levels = levels;
    q.missing = how >= 10 ? NN_TABULAR_NAN : (nn_tabular_missing)how;
    s = nn_tabular_read(&t, path, &q, NULL, &e);
    if (s == NN_OK && how >= 10) {
        value = (double *)malloc(t.x.shape[1] * sizeof *value);
        s = value ? nn_impute_fit(value, &t.x, (nn_impute_kind)(how - 10), NULL, &e) : NN_E_NOMEM;
        if (s == NN_OK) s = nn_impute(&t.x, value, &e);
        free(value);
    }
    if (s == NN_OK) {
        *n = t.x.shape[0];
        *d = t.x.shape[1];
        if (x) memcpy(x, t.x.data, nn_tensor_bytes(&t.x));
    }
    nn_tabular_free(&t);
    strcpy(msg, e.msg);
    return (int)s;
}

int fair_parity(double *prob, double *rate, double *right, const int64_t *y, const int64_t *z, const double *score, size_t n, size_t groups);
int fair_parity(double *prob, double *rate, double *right, const int64_t *y, const int64_t *z, const double *score, size_t n, size_t groups)
{
    nn_parity_cut cut[NN_MAX_GROUPS];
    nn_status s = nn_parity_fit(cut, rate, right, y, z, score, n, groups, NULL, NULL);
    size_t i;
    for (i = 0; s == NN_OK && i < n; i++) prob[i] = nn_parity_probability(&cut[z[i]], score[i]);
    return (int)s;
}
int fair_confident(double *joint, uint8_t *keep, const int64_t *y, const double *p, size_t n, size_t k, size_t least);
int fair_confident(double *joint, uint8_t *keep, const int64_t *y, const double *p, size_t n, size_t k, size_t least)
{
    nn_status s = nn_confident_joint(joint, y, p, n, k, NULL);
    return (int)(s == NN_OK ? nn_confident_keep(keep, joint, y, p, n, k, least, NULL, NULL) : s);
}
/* lo, hi [7]: what fair_tasks prints of one part's answers; blo, bhi [4]: resampled, with reps */
int fair_printed(double *lo, double *hi, double *blo, double *bhi, const int64_t *y, const int64_t *p, const int64_t *z, size_t n, size_t reps, uint64_t seed);
int fair_printed(double *lo, double *hi, double *blo, double *bhi, const int64_t *y, const int64_t *p, const int64_t *z, size_t n, size_t reps, uint64_t seed)
{
    static const char *const figure[7] = { "accuracy", "dp_signed", "eopp_signed", "fpr_signed", "dp_difference", "eopp_difference", "eodds_max" };
    nn_bootstrap_desc d = NN_ZERO;
    nn_fairness f;
    nn_interval r;
    size_t k;
    d.reps = reps; d.seed = seed; d.threads = 1;
    if (nn_fairness_make(&f, y, p, z, NULL, n, 2, NULL) != NN_OK) return 1;
    for (k = 0; k < 7; k++) {
        if (nn_fairness_interval(&r, &f, figure[k], 0, NULL) != NN_OK) return 2;
        lo[k] = r.lo; hi[k] = r.hi;
    }
    for (k = 0; k < 4 && reps; k++) {
        if (nn_fairness_bootstrap(&r, figure[k], y, p, z, n, 2, &d, NULL) != NN_OK) return 3;
        blo[k] = r.lo; bhi[k] = r.hi;
    }
    return 0;
}
/* the interval of a mean over tasks or seeds, and of paired differences */
void fair_mean_interval(double *lo, double *hi, const double *x, size_t n);
void fair_mean_interval(double *lo, double *hi, const double *x, size_t n)
{
    const nn_interval r = nn_mean_interval(x, n, 0.95);
    *lo = r.lo; *hi = r.hi;
}
