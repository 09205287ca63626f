/* nn_train.h - v0.1.0 - making it learn, in plain C99
 *
 * DOES      Losses, optimizers, schedules, the mini-batch loop, early stopping, best weights, metrics (classification,
 *           regression, fairness), gradient checks, logistic and ridge regression, population training, bilevel (MAML) training.
 * DOES NOT  Open files (nn_fmt.h), make data (nn_data.h), print, or keep global state.
 * NEEDS     nn_mlp.h, nn_tensor.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_train.h"
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [LOSS] [OPTIM] [LOOP] [POPULATION] [METRICS] [FAIRNESS] [REGRESSION] [BILEVEL] [CHECK]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_TRAIN_H_INCLUDED
#define NN_TRAIN_H_INCLUDED
#include "nn_mlp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [LOSS] losses ====================================================== */

/* ==== [OPTIM] optimizers and schedules =================================== */

/* ==== [LOOP] the training loop =========================================== */

/* ==== [POPULATION] many small models ===================================== */

/* ==== [METRICS] classification, regression =============================== */
/* Everything in double, sums in the fixed order of NUMERICS.md section 2; no allocation unless an nn_alloc is taken.
 * y and pred hold class indices 0..k-1 as int64. What is not defined (no rows, one class only, ...) is NaN, never 0,
 * except where scikit-learn's convention is said to hold. */

/* nn_accuracy: share of pred == y. nn_topk_accuracy: share of rows whose label is among the `top` largest of score [n,k];
 * equal scores: the higher class first, as scikit-learn's top_k_accuracy_score. */
NN_DEF double nn_accuracy(const int64_t *y, const int64_t *pred, size_t n);
NN_DEF double nn_topk_accuracy(const int64_t *y, const double *score, size_t n, size_t k, size_t top);
/* nn_argmax_rows: out[i] = index of the largest of row i of score [n,k], the first among equals (NumPy's argmax). */
NN_DEF void nn_argmax_rows(int64_t *out, const double *score, size_t n, size_t k);
NN_DEF void nn_argmax_rows_f32(int64_t *out, const float *score, size_t n, size_t k);
/* nn_confusion_matrix: cm [k,k] out, cm[t*k + p] = rows of class t predicted as p; k >= 1. A label or prediction outside
 * 0..k-1 is NN_E_ARG, which names the row. */
NN_DEF nn_status nn_confusion_matrix(int64_t *cm, const int64_t *y, const int64_t *pred, size_t n, size_t k, nn_error *err);

typedef struct nn_class_score { double precision, recall, f1; int64_t support; } nn_class_score;
/* Averages are scikit-learn's: a 0/0 precision or recall counts as 0, macro over the classes that occur in y or pred,
 * weighted by support, micro from the summed counts (= accuracy). balanced_accuracy = mean recall of the classes in y. */
typedef struct nn_class_metrics {
    double accuracy, balanced_accuracy;
    nn_class_score micro, macro, weighted;      /* support: all rows */
    size_t n_classes_seen;                      /* classes in y or pred */
} nn_class_metrics;
/* nn_class_metrics_make: per_class [k] out or NULL; m out or NULL; from a confusion matrix [k,k]. Cannot fail. */
NN_DEF void nn_class_metrics_make(nn_class_metrics *m, nn_class_score *per_class, const int64_t *cm, size_t k);
/* nn_class_report: the text of scikit-learn's classification_report(digits = digits; 0 = 2, at most 9), '\n' line ends, into buf (always
 * terminated when cap > 0); returns the length needed without the NUL, as snprintf does. names [k] or NULL (then the
 * class numbers). Classes that occur neither in y nor in pred have no line unless all_classes is set. */
NN_DEF size_t nn_class_report(char *buf, size_t cap, const int64_t *cm, size_t k, const char *const *names, int digits, int all_classes);

/* nn_roc_auc: area under the ROC curve of score for pos[i] != 0 against the rest; ties count half (the trapezoid, exact
 * in the counts). NaN when a class is missing. NN_E_ARG for a NaN score. */
NN_DEF nn_status nn_roc_auc(double *auc, const int64_t *pos, const double *score, size_t n, const nn_alloc *alloc, nn_error *err);
/* nn_roc_auc_ovr: one class against the rest, score [n,k]; per_class [k] out or NULL; macro = mean, weighted = mean by
 * support, either may be NULL. A class without rows is NaN and makes macro NaN (weighted leaves it out), as scikit-learn. */
NN_DEF nn_status nn_roc_auc_ovr(double *macro, double *weighted, double *per_class, const int64_t *y, const double *score, size_t n, size_t k,
                                const nn_alloc *alloc, nn_error *err);
/* nn_log_loss: mean of -log p[i, y[i]] (nats), p [n,k] clipped to [2^-52, 1 - 2^-52] as scikit-learn does for doubles (not renormalised);
 * k = 1: p [n] is the probability of class 1. */
NN_DEF double nn_log_loss(const int64_t *y, const double *p, size_t n, size_t k);
/* nn_brier: k = 1: mean (p - y)^2, scikit-learn's brier_score_loss; k >= 2: mean over rows of sum_c (p_c - [y = c])^2. */
NN_DEF double nn_brier(const int64_t *y, const double *p, size_t n, size_t k);
/* nn_ece: expected calibration error (Guo et al. 2017): confidence = largest probability of the row (k = 1: max(p, 1-p)), `bins` (0 = 15)
 * equal bins (lo, hi] over [0,1]; sum over bins of share * |accuracy - mean confidence|. conf, acc, count [bins] out or NULL
 * (NaN where a bin is empty): the reliability diagram. */
NN_DEF double nn_ece(double *conf, double *acc, size_t *count, const int64_t *y, const double *p, size_t n, size_t k, size_t bins);

typedef struct nn_regression_metrics { size_t n; double r2, mae, rmse, mse, pearson, bias; /* bias = mean(pred - y) */ } nn_regression_metrics;
/* nn_regression_metrics_make: y, pred [n]. r2 of a constant y: 1 when pred equals it, else 0 (scikit-learn); pearson NaN
 * when either side is constant. */
NN_DEF void nn_regression_metrics_make(nn_regression_metrics *m, const double *y, const double *pred, size_t n);
/* nn_pearson, nn_spearman: correlation of x and y [n]; NaN when a side is constant; spearman: average ranks for ties. */
NN_DEF double nn_pearson(const double *x, const double *y, size_t n);
NN_DEF nn_status nn_spearman(double *rho, const double *x, const double *y, size_t n, const nn_alloc *alloc, nn_error *err);

/* A mean and its interval at `level` (0.95 ...): mean -/+ t(level, n-1) * sd / sqrt(n), sd with n - 1. NaN values are left
 * out and not counted; n = 0: all NaN; n = 1: lo and hi NaN. */
typedef struct nn_interval { size_t n; double mean, sd, lo, hi; } nn_interval;
NN_DEF nn_interval nn_mean_interval(const double *x, size_t n, double level);      /* level 0 = 0.95 */
/* nn_student_t: the quantile t with P(|T| <= t) = level for df degrees of freedom; nn_student_cdf: P(T <= t). Both by our own
 * incomplete beta function, relative error below 1e-10. */
NN_DEF double nn_student_t(double level, double df);
NN_DEF double nn_student_cdf(double t, double df);
/* nn_quantile: of x [n], sorted ascending, by linear interpolation (NumPy's default); q in [0,1]. */
NN_DEF double nn_quantile_sorted(const double *x, size_t n, double q);
/* nn_bootstrap: percentile interval of any statistic of n rows. stat gets n row numbers (drawn with replacement; stream
 * (seed, NN_STREAM_BOOTSTRAP, replicate)) and returns its value or NaN for undefined. out->mean is the mean over the defined
 * replicates, sd their standard deviation, n how many there were. reps 0 = 1000. The same for every thread count; stat must be reentrant. */
typedef double (*nn_statistic)(const size_t *rows, size_t n, void *user);
typedef struct nn_bootstrap_desc { size_t reps; double level; uint64_t seed; int threads; nn_alloc alloc; } nn_bootstrap_desc;
NN_DEF nn_status nn_bootstrap(nn_interval *out, nn_statistic stat, void *user, size_t n, const nn_bootstrap_desc *d, nn_error *err);

/* ==== [FAIRNESS] group fairness metrics ================================== */
/* y, pred: 0/1; z: group 0..g-1. "Positive" is 1, whatever that means in the data (in COMPAS it is the bad outcome).
 * Conventions, by the name under which other libraries know them:
 *   dp_difference     max - min over groups of P(pred = 1)                 Fairlearn demographic_parity_difference
 *   dp_ratio          min / max of the same                                Fairlearn demographic_parity_ratio
 *   dp_signed         P(pred = 1 | z = 1) - P(pred = 1 | z = 0)            AIF360 statistical_parity_difference, unprivileged z = 1
 *   disparate_impact  P(pred = 1 | z = 1) / P(pred = 1 | z = 0)            AIF360 disparate_impact, unprivileged z = 1
 *   eopp_difference   max - min of the true positive rate                  Fairlearn equal_opportunity_difference
 *   eopp_signed       TPR(z = 1) - TPR(z = 0)                              AIF360 equal_opportunity_difference
 *   eodds_max         max of the TPR gap and the FPR gap                   Fairlearn equalized_odds_difference(agg = "worst_case")
 *   eodds_mean        mean of the two                                      Fairlearn equalized_odds_difference(agg = "mean")
 *   aod_signed        mean of the signed FPR and TPR differences, 1 - 0    AIF360 average_odds_difference
 *   aaod              mean of their absolute values                        AIF360 average_abs_odds_difference
 * The signed ones compare groups 1 and 0 and are NaN with more than two groups. Whatever needs a rate of an empty set is NaN and
 * listed in `undefined`: never 0. */
#define NN_MAX_GROUPS 16
enum {
    NN_FAIR_EMPTY_GROUP = 1,     /* a group has no rows: everything between groups is undefined             */
    NN_FAIR_NO_POSITIVES = 2,    /* a group has no row with y = 1: TPR, equal opportunity, odds undefined    */
    NN_FAIR_NO_NEGATIVES = 4,    /* a group has no row with y = 0: FPR and odds undefined                   */
    NN_FAIR_ZERO_RATE = 8        /* no group is selected at all (dp_ratio), or z = 0 never (disparate_impact) */
};
typedef struct nn_group_stats {
    size_t n, positives, selected, tp, fp, tn, fn;
    double base_rate, selection_rate, accuracy, tpr, fpr, precision;      /* NaN = undefined */
} nn_group_stats;
typedef struct nn_fairness {
    size_t n, n_groups;
    nn_group_stats all, group[NN_MAX_GROUPS];
    double accuracy, balanced_accuracy;
    double dp_difference, dp_ratio, dp_signed, disparate_impact;
    double eopp_difference, eopp_signed, eodds_max, eodds_mean, aod_signed, aaod;
    double accuracy_gap;         /* max - min of the group accuracies */
    unsigned undefined;          /* NN_FAIR_... bits */
} nn_fairness;
/* nn_fairness_make: rows NULL = all n rows, else n row numbers (repeats allowed: bootstrap). n_groups 0 = 2.
 * NN_E_ARG when a label is not 0/1 or a group is out of range (the row is named), NN_E_LIMIT above NN_MAX_GROUPS. */
NN_DEF nn_status nn_fairness_make(nn_fairness *f, const int64_t *y, const int64_t *pred, const int64_t *z, const size_t *rows, size_t n, size_t n_groups, nn_error *err);
/* nn_fairness_field: a figure by its name above ("dp_difference", "accuracy", ...), for tables; *known 0 when there is none. */
NN_DEF double nn_fairness_field(const nn_fairness *f, const char *name, int *known);
/* nn_fairness_bootstrap: percentile intervals of one named figure; rows drawn with replacement (d may be NULL). */
NN_DEF nn_status nn_fairness_bootstrap(nn_interval *out, const char *figure, const int64_t *y, const int64_t *pred, const int64_t *z, size_t n, size_t n_groups,
                                       const nn_bootstrap_desc *d, nn_error *err);
/* nn_reweigh: Kamiran and Calders (2012): w(y,z) = P(y) P(z) / P(y,z), by counts; w [n] out; mean 1 when every (y,z) cell is filled. */
NN_DEF nn_status nn_reweigh(double *w, const int64_t *y, const int64_t *z, size_t n, size_t n_groups, nn_error *err);
/* nn_label_dp_gap: max - min over non-empty groups of mean y; NaN when fewer than two groups have rows. */
NN_DEF double nn_label_dp_gap(const int64_t *y, const int64_t *z, size_t n, size_t n_groups);

/* ==== [REGRESSION] logistic and ridge regression, in double ============== */
/* A fitted linear model: score = x coef^T + intercept. Logistic, binary: one output, P(class 1) = sigmoid(score); k >= 3 classes:
 * k outputs, P = softmax(scores), coefficients as scikit-learn's (the penalty makes them sum to 0 over classes; intercepts are centred).
 * Ridge: one output per target. */
typedef struct nn_linear {
    size_t    n_features, n_outputs, n_classes;   /* n_classes 0 = ridge                            */
    nn_tensor coef;                               /* f64 [n_outputs, n_features]                    */
    nn_tensor intercept;                          /* f64 [n_outputs]                                */
    size_t    iterations;                         /* Newton steps taken (ridge: 1)                  */
    double    gradient, objective;                /* at the end: largest |component|, and the value */
    int       converged, dual;                    /* dual: fitted in the space of the rows          */
} nn_linear;
NN_DEF void nn_linear_free(nn_linear *m);

typedef struct nn_logistic_desc {
    double        lambda;         /* minimise sum_i w_i loss_i + lambda/2 |coef|^2; scikit-learn's C = 1/lambda; 0 = 1         */
    int           no_penalty;     /* lambda = 0                                                                                */
    int           no_intercept;   /* the intercept is never penalised                                                          */
    const double *weight;         /* [n] >= 0, or NULL = 1: sample weights                                                     */
    size_t        n_classes;      /* 0 = largest label + 1; at least 2                                                         */
    int           multinomial;    /* softmax with two outputs also for two classes                                             */
    size_t        max_iter;       /* 0 = 200 Newton steps                                                                      */
    double        tol;            /* 0 = 1e-10: stop when the last full Newton step moved no coefficient by more than tol (1 + |coef|) */
    int           dual;           /* 0 = when features > 1.5 rows; 1 = always, -1 = never: work in the row space, so d x d is never formed */
    const nn_linear *start;       /* warm start (same shape), or NULL                                                          */
    int           threads;
    nn_alloc      alloc;
} nn_logistic_desc;
/* nn_logistic_fit: x f32 or f64 [n,d], y [n] class indices. *m must be zeroed or freed. Newton with exact Hessians (conjugate gradients
 * inside when there are more than 2,000 unknowns), halved steps, fixed-order sums: bits do not depend on threads. Not converged after max_iter (separable data
 * without penalty) is NN_OK with converged = 0. NN_E_ARG: shapes, labels, fewer than two classes, negative weights; NN_E_NONFINITE: x has NaN or Inf (the row is named). */
NN_DEF nn_status nn_logistic_fit(nn_linear *m, const nn_tensor *x, const int64_t *y, const nn_logistic_desc *d, nn_error *err);

typedef struct nn_ridge_desc {
    double        lambda;         /* minimise sum_i w_i |y_i - score_i|^2 + lambda |coef|^2: scikit-learn's alpha; literal, 0 = least squares (needs full rank) */
    int           no_intercept;
    const double *weight;         /* [n] >= 0, or NULL */
    int           dual;           /* as above */
    int           threads;
    nn_alloc      alloc;
} nn_ridge_desc;
/* nn_ridge_fit: y f32 or f64 [n] or [n,t]. Cholesky of the normal equations, or of the n x n Gram matrix when d > n. NN_E_ARG when singular. */
NN_DEF nn_status nn_ridge_fit(nn_linear *m, const nn_tensor *x, const nn_tensor *y, const nn_ridge_desc *d, nn_error *err);

/* nn_linear_scores: out [n, n_outputs] = x coef^T + intercept. nn_linear_proba: out [n, n_classes] (binary: two columns).
 * nn_linear_predict: class index (binary: score > 0). x f32 or f64 [n,d]; NN_E_ARG when d differs. */
NN_DEF nn_status nn_linear_scores(double *out, const nn_linear *m, const nn_tensor *x, nn_error *err);
NN_DEF nn_status nn_linear_proba(double *out, const nn_linear *m, const nn_tensor *x, nn_error *err);
NN_DEF nn_status nn_linear_predict(int64_t *out, const nn_linear *m, const nn_tensor *x, nn_error *err);

/* nn_rowspace: rows of x [n,d] in r <= n coordinates that keep every inner product: z = x B with B^T B = 1 never formed, by a pivoted
 * Cholesky factor of the Gram matrix x x^T. Any L2-penalised linear model on x has the same scores on z, so folds and penalties can
 * share one reduction. z f64 [n,r] out; basis f64 [d,r] out or NULL: maps coefficients back, coef_x = basis coef_z, and new rows in, z = x basis. */
NN_DEF nn_status nn_rowspace(nn_tensor *z, nn_tensor *basis, const nn_tensor *x, int threads, const nn_alloc *alloc, nn_error *err);

/* ==== [BILEVEL] differentiating through training: MAML, sample selectors = */

/* ==== [CHECK] gradient check ============================================= */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_TRAIN_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_TRAIN_IMPLEMENTED)
#define NN_TRAIN_IMPLEMENTED
#include "nn_mlp.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [LOSS] ------------------------------------------------------------- */

/* ---- [OPTIM] ------------------------------------------------------------ */

/* ---- [LOOP] ------------------------------------------------------------- */

/* ---- [POPULATION] ------------------------------------------------------- */

/* ---- [METRICS] ---------------------------------------------------------- */

/* ---- [FAIRNESS] --------------------------------------------------------- */

/* ---- [REGRESSION] ------------------------------------------------------- */

/* ---- [BILEVEL] ---------------------------------------------------------- */

/* ---- [CHECK] ------------------------------------------------------------ */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_TRAIN_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
