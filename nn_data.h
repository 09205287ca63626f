/* nn_data.h - v0.1.0 - what models learn from, in plain C99
 *
 * DOES      make_classification (scikit-learn's own result), splits, folds, scalers, one-hot, token patterns, fair tasks, tabular
 *           recipes, probing data sets.
 * DOES NOT  Train (nn_train.h), print, or keep global state.
 * NEEDS     nn_tensor.h, nn_fmt.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_data.h"
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [CLASSIFICATION] [SPLIT] [SCALE] [PATTERN] [FAIR] [TABULAR] [PROBING]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_DATA_H_INCLUDED
#define NN_DATA_H_INCLUDED
#include "nn_fmt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [CLASSIFICATION] make_classification =============================== */
/* scikit-learn's make_classification (Guyon 2003, "Design of experiments of the NIPS 2003 variable selection benchmark"): clusters of
 * normal points about the corners of a hypercube, each with a random linear map; plus redundant, repeated and useless columns.
 * The same random_state gives scikit-learn's own y, order and draws, and X to 1e-12 of the column's largest |value| (RNG-PARITY.md section 3).
 * Zero = scikit-learn's default, except the fields marked literal, where 0 says something: start from nn_classification_desc_default(). */
typedef struct nn_classification_desc {
    size_t   n_samples;             /* 0 = 100 */
    size_t   n_features;            /* 0 = 20 */
    size_t   n_informative;         /* 0 = 2 */
    size_t   n_redundant;           /* literal; default 2: random linear combinations of the informative columns */
    size_t   n_repeated;            /* copies of informative or redundant columns */
    size_t   n_classes;             /* 0 = 2 */
    size_t   n_clusters_per_class;  /* 0 = 2;  n_classes * n_clusters_per_class <= 2^n_informative */
    const double *weights;          /* [n_weights] share of each class, NULL = equal; the last may be left out */
    size_t   n_weights;             /* n_classes or n_classes - 1 */
    double   flip_y;                /* literal; default 0.01: share of rows whose label is redrawn; negative: no draws at all */
    double   class_sep;             /* literal; default 1.0: half the side of the hypercube */
    int      no_hypercube;          /* 1 = corners of a random polytope */
    double   shift;                 /* 0 = none; added to every column ... */
    const double *shifts;           /*     ... or [n_features], by column before the shuffle ... */
    int      random_shift;          /*     ... or 1 = drawn in +-class_sep (scikit-learn's shift=None) */
    double   scale;                 /* 0 = 1; multiplies every column after the shift ... */
    const double *scales;           /*     ... or [n_features] ... */
    int      random_scale;          /*     ... or 1 = drawn in [1, 100] (scale=None) */
    int      no_shuffle;            /* 1 = rows by cluster, columns by role */
    uint64_t random_state;          /* literal; default 0; at most 2^32 - 1 unless stable */
    int      stable;                /* 1 = the suite's own stream instead: structure first, then each row from its index (see nn_classification_create) */
    int      threads;               /* 0 = all; never changes a bit */
    nn_alloc alloc;
} nn_classification_desc;
NN_DEF nn_classification_desc nn_classification_desc_default(void);

typedef enum nn_column_role { NN_ROLE_INFORMATIVE = 0, NN_ROLE_REDUNDANT, NN_ROLE_REPEATED, NN_ROLE_USELESS } nn_column_role;
NN_DEF const char *nn_column_role_name(nn_column_role r);    /* "informative", ... */
/* What the generator knows and a learner must find. "Position" means before the shuffle. */
typedef struct nn_classification_truth {
    nn_tensor role;       /* [n_features] u8, nn_column_role of each final column                       */
    nn_tensor column;     /* [n_features] i64, its position                                             */
    nn_tensor source;     /* [n_features] i64, repeated: the position it copies; else its own position  */
    nn_tensor row;        /* [n_samples] i64, position of each final row                                */
    nn_tensor cluster;    /* [n_samples] i64; its class is cluster % n_classes                          */
    nn_tensor flipped;    /* [n_samples] bool, label was redrawn (the new one may be the old one)       */
    nn_tensor centroids;  /* [n_clusters, n_informative] f64, before shift and scale                    */
} nn_classification_truth;
NN_DEF void nn_classification_truth_free(nn_classification_truth *t);

/* nn_classification_make: X [n_samples, n_features] f64 and y [n_samples] i64, both new (zeroed or freed before); truth may be NULL.
 * NN_E_ARG names the rule that was broken, e.g. classes x clusters <= 2^informative. */
NN_DEF nn_status nn_classification_make(nn_tensor *X, nn_tensor *y, nn_classification_truth *truth, const nn_classification_desc *d, nn_error *err);

/* The stable mode row by row: a longer set starts with the shorter one, and any range of rows can be made alone, in bounded memory.
 * Classes and clusters of rows are drawn (weights are probabilities, not counts); columns are shuffled unless no_shuffle, rows never.
 * d->stable must be 1; arrays of d are copied. n_samples plays no part here. */
typedef struct nn_classification nn_classification;
NN_DEF nn_status nn_classification_create(nn_classification **g, const nn_classification_desc *d, nn_error *err);
NN_DEF void nn_classification_destroy(nn_classification *g);
/* rows first .. first + n - 1: x [n, n_features], y [n], cluster [n] and flipped [n] or NULL. Cannot fail; safe from many threads at once. */
NN_DEF void nn_classification_rows(const nn_classification *g, double *x, int64_t *y, int64_t *cluster, uint8_t *flipped, uint64_t first, size_t n);
/* role, column, source [n_features] and centroids of the set; row, cluster and flipped stay empty. */
NN_DEF nn_status nn_classification_structure(const nn_classification *g, nn_classification_truth *truth, nn_error *err);

/* ==== [SPLIT] splits and folds =========================================== */
/* scikit-learn's own indices for the same random_state (RNG-PARITY.md section 3). Index tensors are new [count] i64. */
typedef struct nn_split_desc {
    double   test_size, train_size; /* share in (0,1); 0 = the complement of the other; both 0 = test 0.25     */
    size_t   n_test, n_train;       /* or a number of rows (groups, when groups are given); wins over the share */
    const nn_tensor *stratify;      /* [n] labels (any integer type or bool), or NULL                           */
    const nn_tensor *groups;        /* [n] integers: rows of one group stay on one side, or NULL                */
    int      no_shuffle;            /* train first, then test, in order; not with stratify or groups            */
    uint64_t random_state;          /* at most 2^32 - 1 */
    nn_alloc alloc;
} nn_split_desc;
/* nn_train_test_split: rows 0..n-1 in two parts.
 *   stratify: train_test_split(stratify=...); groups: GroupShuffleSplit's first split (indices ascending);
 *   both: fold 0 of StratifiedGroupKFold with round(1 / test_size) shuffled folds (test_size only).
 * NN_E_ARG for an empty part, a class with fewer than 2 rows, fewer rows than classes in a part. */
NN_DEF nn_status nn_train_test_split(nn_tensor *train, nn_tensor *test, size_t n, const nn_split_desc *d, nn_error *err);

typedef struct nn_fold_desc {
    size_t   k;                     /* 0 = 5; at least 2 */
    int      shuffle;               /* scikit-learn's default: no */
    const nn_tensor *stratify;      /* [n] labels: StratifiedKFold; with groups StratifiedGroupKFold */
    const nn_tensor *groups;        /* [n] integers: GroupKFold */
    uint64_t random_state;
    nn_alloc alloc;
} nn_fold_desc;
/* nn_kfold: fold [n] i64, new: the fold (0..k-1) in which each row is tested. nn_fold_indices: the rows of one fold and the others, ascending. */
NN_DEF nn_status nn_kfold(nn_tensor *fold, size_t n, const nn_fold_desc *d, nn_error *err);
NN_DEF nn_status nn_fold_indices(nn_tensor *train, nn_tensor *test, const nn_tensor *fold, size_t which, const nn_alloc *alloc, nn_error *err);
/* nn_gather_rows: out = x[idx], new, same dtype; idx [m] i64, each in [0, rows) or NN_E_ARG. */
NN_DEF nn_status nn_gather_rows(nn_tensor *out, const nn_tensor *x, const nn_tensor *idx, const nn_alloc *alloc, nn_error *err);

/* ==== [SCALE] scalers, one-hot =========================================== */
typedef enum nn_scaler_kind { NN_SCALER_DEFAULT = 0 /* standard */, NN_SCALER_STANDARD, NN_SCALER_MINMAX } nn_scaler_kind;
/* A fitted scaler; all statistics [n_features] f64. NaN is skipped in fitting and stays NaN; constant columns get scale 1.
 *   standard: (x - mean) / scale, scale = sqrt(population variance): scikit-learn's StandardScaler bit for bit (C order, f64)
 *   minmax:   x * scale + offset, onto [lo, hi]: MinMaxScaler */
typedef struct nn_scaler {
    nn_scaler_kind kind;
    size_t    n_features;
    double    lo, hi;               /* minmax: the target range; both 0 = 0 and 1. Set before fitting      */
    nn_tensor count;                /* [d] f64, values seen that are not NaN                               */
    nn_tensor mean, var, scale;     /* minmax: var is unused, mean holds the offset                        */
    nn_tensor min, max;             /* minmax: seen so far                                                 */
    nn_alloc  alloc;
} nn_scaler;
/* nn_scaler_fit: x [n,d] f64 or f32, n >= 1; forgets what was fitted. _partial_fit: adds to it. Infinity is NN_E_NONFINITE.
 * Zero the struct, set kind (and lo, hi, alloc) if wanted, fit, nn_scaler_free. */
NN_DEF nn_status nn_scaler_fit(nn_scaler *s, const nn_tensor *x, nn_error *err);
NN_DEF nn_status nn_scaler_partial_fit(nn_scaler *s, const nn_tensor *x, nn_error *err);
/* in place; f32 input is scaled in f32 as scikit-learn does */
NN_DEF nn_status nn_scaler_transform(const nn_scaler *s, nn_tensor *x, nn_error *err);
NN_DEF nn_status nn_scaler_inverse(const nn_scaler *s, nn_tensor *x, nn_error *err);
NN_DEF void nn_scaler_free(nn_scaler *s);
/* nn_onehot: out [n, n_classes] f32, new; labels [n] integers in [0, n_classes) or NN_E_ARG with the row. */
NN_DEF nn_status nn_onehot(nn_tensor *out, const nn_tensor *labels, size_t n_classes, const nn_alloc *alloc, nn_error *err);
/* nn_label_encode: classes = the sorted distinct values of x [n] (integers, bool, floats without NaN, text; same dtype as x),
 * codes [n] i64 = the place of each; either may be NULL. nn_label_lookup: codes for known classes; NN_E_ARG names the row of a value that is not among them. */
NN_DEF nn_status nn_label_encode(nn_tensor *codes, nn_tensor *classes, const nn_tensor *x, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_label_lookup(nn_tensor *codes, const nn_tensor *classes, const nn_tensor *x, const nn_alloc *alloc, nn_error *err);

/* ==== [PATTERN] token patterns =========================================== */

/* ==== [FAIR] fair tasks ================================================== */

/* ==== [TABULAR] tabular recipes: COMPAS, Adult, German, your own ========= */

/* ==== [PROBING] probing data sets ======================================== */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_DATA_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_DATA_IMPLEMENTED)
#define NN_DATA_IMPLEMENTED
#include "nn_fmt.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [CLASSIFICATION] --------------------------------------------------- */

/* ---- [SPLIT] ------------------------------------------------------------ */

/* ---- [SCALE] ------------------------------------------------------------ */

/* ---- [PATTERN] ---------------------------------------------------------- */

/* ---- [FAIR] ------------------------------------------------------------- */

/* ---- [TABULAR] ---------------------------------------------------------- */

/* ---- [PROBING] ---------------------------------------------------------- */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_DATA_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
