/* nn_data.h - v0.1.0 - what models learn from, in plain C99
 *
 * DOES      make_classification (scikit-learn's own result), splits, folds, scalers, one-hot, token
 *           patterns, fair tasks, tabular recipes, probing data sets.
 * DOES NOT  Train (nn_train.h), print, or keep global state.
 * NEEDS     nn_tensor.h, nn_fmt.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_data.h"
 * QUICK START
 *     nn_classification_desc d = nn_classification_desc_default();      scikit-learn's defaults
 *     nn_tensor X = NN_ZERO, y = NN_ZERO;
 *     nn_error  e = NN_ZERO;
 *     d.n_samples = 1000;  d.n_features = 20;  d.n_informative = 5;  d.random_state = 42;
 *     if (nn_classification_make(&X, &y, NULL, &d, &e) != NN_OK) return 1;       e.msg names the broken rule
 *     ... X is [1000,20] f64, y is [1000] i64: make_classification(random_state=42) ...
 *     nn_tensor_free(&X);  nn_tensor_free(&y);
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 *           NN_NO_TABULAR NN_NO_PROBING   leave that section out
 * SECTIONS  search for [CLASSIFICATION] [SPLIT] [SCALE] [PATTERN] [FAIR] [TABULAR] [PROBING]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_DATA_H_INCLUDED
#define NN_DATA_H_INCLUDED
#include "nn_fmt.h"
#define NN_DATA_VERSION_NUM 101
#if NN_VERSION_NUM != 101 || NN_FMT_VERSION_NUM != 101
#error "nn_data.h and nn_tensor.h or nn_fmt.h are of two versions: take all nn_*.h from one place"
#endif
#if defined(NN_NO_CSV) && !defined(NN_NO_TABULAR)
#error "nn_data.h [TABULAR] stands on nn_fmt.h [CSV]: define NN_NO_TABULAR too, or keep [CSV]"
#endif
#if defined(NN_NO_NPY) && !defined(NN_NO_PROBING)
#error "nn_data.h [PROBING] stands on nn_fmt.h [NPY]: define NN_NO_PROBING too, or keep [NPY]"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [CLASSIFICATION] make_classification =============================== */
/* scikit-learn's make_classification (Guyon 2003, "Design of experiments of the NIPS 2003 variable
 * selection benchmark"): clusters of
 * normal points about the corners of a hypercube, each with a random linear map; plus redundant,
 * repeated and useless columns. The same random_state gives scikit-learn's own y, order and draws,
 * and X to 1e-12 of the column's largest |value| (docs/random.md). Zero = scikit-learn's
 * default, except the fields marked literal, where 0 says something: start from
 * nn_classification_desc_default(). */
typedef struct nn_classification_desc {
    size_t   n_samples;             /* 0 = 100 */
    size_t   n_features;            /* 0 = 20 */
    size_t   n_informative;         /* 0 = 2 */
    size_t   n_redundant;           /* literal; default 2: random linear combinations of the
                                       informative columns */
    size_t   n_repeated;            /* copies of informative or redundant columns */
    size_t   n_classes;             /* 0 = 2 */
    size_t   n_clusters_per_class;  /* 0 = 2;  n_classes * n_clusters_per_class <= 2^n_informative */
    const double *weights;          /* [n_weights] share of each class, NULL = equal; the last may
                                       be left out */
    size_t   n_weights;             /* n_classes or n_classes - 1 */
    double   flip_y;                /* literal; default 0.01: share of rows whose label is redrawn;
                                       negative: no draws at all */
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
    int      stable;                /* 1 = the suite's own stream instead: structure first, then
                                       each row from its index (see nn_classification_create) */
    int      threads;               /* 0 = all; never changes a bit */
    nn_alloc alloc;
} nn_classification_desc;
NN_DEF nn_classification_desc nn_classification_desc_default(void);

/* What a column of a generated set carries. */
typedef enum nn_column_role {
    NN_ROLE_INFORMATIVE = 0,
    NN_ROLE_REDUNDANT,
    NN_ROLE_REPEATED,
    NN_ROLE_USELESS
} nn_column_role;
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

/* nn_classification_make: X [n_samples, n_features] f64 and y [n_samples] i64, both new (zeroed or
 * freed before); truth may be NULL.
 * NN_E_ARG names the rule that was broken, e.g. classes x clusters <= 2^informative. */
NN_DEF nn_status nn_classification_make(nn_tensor *X, nn_tensor *y, nn_classification_truth *truth,
                                        const nn_classification_desc *d, nn_error *err);

/* The stable mode row by row: a longer set starts with the shorter one, and any range of rows can
 * be made alone, in bounded memory.
 * Classes and clusters of rows are drawn (weights are probabilities, not counts); columns are
 * shuffled unless no_shuffle, rows never. d->stable must be 1; arrays of d are copied. n_samples
 * plays no part here. */
typedef struct nn_classification nn_classification;
NN_DEF nn_status nn_classification_create(nn_classification **g, const nn_classification_desc *d,
                                          nn_error *err);
NN_DEF void nn_classification_destroy(nn_classification *g);
/* rows first .. first + n - 1: x [n, n_features], y [n], cluster [n] and flipped [n] or NULL. Fails
 * only for want of memory (64 rows');
 * safe from many threads at once. */
NN_DEF nn_status nn_classification_rows(const nn_classification *g, double *x, int64_t *y,
                                        int64_t *cluster, uint8_t *flipped, uint64_t first,
                                        size_t n, nn_error *err);
/* role, column, source [n_features] and centroids of the set; row, cluster and flipped stay empty. */
NN_DEF nn_status nn_classification_structure(const nn_classification *g,
                                             nn_classification_truth *truth, nn_error *err);

/* A set that is another task about the same things: what was learned on the base can be of use. */
typedef struct nn_related_desc {
    nn_classification_desc base;    /* how the base was made, stable or scikit-learn's (then it is
                                       made once more, in memory, to know its cluster maps) */
    double share_columns;           /* literal, 0..1: carrying columns that keep their place */
    double share_clusters;          /* literal, 0..1: clusters that are the base's (at most all of
                                       them); the others are new corners with new maps */
    int    regroup;                 /* 1 = clusters are dealt to the classes anew; 0 = a shared
                                       cluster keeps its class where the new set has that class */
} nn_related_desc;
/* nn_classification_relate: the generator (stable mode) of such a set; rows as above. d->stable
 * must be 1; n_features, n_informative, n_redundant and n_repeated are the base's (NN_E_ARG names
 * what differs). Classes, clusters per class, weights, flip_y, shift and scale are d's own.
 * from (may be NULL) [n_classes * n_clusters_per_class] out: the base's cluster, -1 = a new one. */
NN_DEF nn_status nn_classification_relate(nn_classification **g, int64_t *from,
                                          const nn_classification_desc *d,
                                          const nn_related_desc *related, nn_error *err);

/* ==== [SPLIT] splits and folds =========================================== */
/* scikit-learn's own indices for the same random_state (docs/random.md). Index tensors are
 * new [count] i64. */
typedef struct nn_split_desc {
    double   test_size, train_size; /* share in (0,1); 0 = the complement of the other; both 0 =
                                       test 0.25  */
    size_t   n_test, n_train;       /* or a number of rows (groups, when groups are given); wins
                                       over the share */
    const nn_tensor *stratify;      /* [n] labels (any integer type or bool), or NULL  */
    const nn_tensor *groups;        /* [n] integers: rows of one group stay on one side, or NULL  */
    int      no_shuffle;            /* train first, then test, in order; not with stratify or
                                       groups  */
    uint64_t random_state;          /* at most 2^32 - 1 */
    nn_alloc alloc;
} nn_split_desc;
/* nn_train_test_split: rows 0..n-1 in two parts.
 *   stratify: train_test_split(stratify=...); groups: GroupShuffleSplit's first split (indices ascending);
 *   both: fold 0 of StratifiedGroupKFold with round(1 / test_size) shuffled folds (test_size only).
 * NN_E_ARG for an empty part, a class with fewer than 2 rows, fewer rows than classes in a part. */
NN_DEF nn_status nn_train_test_split(nn_tensor *train, nn_tensor *test, size_t n,
                                     const nn_split_desc *d, nn_error *err);

/* How rows fall into folds; scikit-learn's KFold, StratifiedKFold, GroupKFold and
 * StratifiedGroupKFold by what is given. */
typedef struct nn_fold_desc {
    size_t   k;                     /* 0 = 5; at least 2 */
    int      shuffle;               /* scikit-learn's default: no */
    const nn_tensor *stratify;      /* [n] labels: StratifiedKFold; with groups StratifiedGroupKFold */
    const nn_tensor *groups;        /* [n] integers: GroupKFold */
    uint64_t random_state;
    nn_alloc alloc;
} nn_fold_desc;
/* nn_kfold: fold [n] i64, new: the fold (0..k-1) in which each row is tested. nn_fold_indices: the
 * rows of one fold and the others, ascending. */
NN_DEF nn_status nn_kfold(nn_tensor *fold, size_t n, const nn_fold_desc *d, nn_error *err);
NN_DEF nn_status nn_fold_indices(nn_tensor *train, nn_tensor *test, const nn_tensor *fold,
                                 size_t which, const nn_alloc *alloc, nn_error *err);
/* nn_gather_rows: out = x[idx], new, same dtype; idx [m] i64, each in [0, rows) or NN_E_ARG. */
NN_DEF nn_status nn_gather_rows(nn_tensor *out, const nn_tensor *x, const nn_tensor *idx,
                                const nn_alloc *alloc, nn_error *err);

/* ==== [SCALE] scalers, one-hot =========================================== */
/* what a scaler does to a column: see nn_scaler */
typedef enum nn_scaler_kind {
    NN_SCALER_DEFAULT = 0,          /* standard */
    NN_SCALER_STANDARD,
    NN_SCALER_MINMAX
} nn_scaler_kind;
/* A fitted scaler; all statistics [n_features] f64. NaN is skipped in fitting and stays NaN;
 * constant columns get scale 1.
 *   standard: (x - mean) / scale, scale = sqrt(population variance): scikit-learn's StandardScaler
 *     bit for bit (C order, f64)
 *   minmax:   x * scale + offset, onto [lo, hi]: MinMaxScaler */
typedef struct nn_scaler {
    nn_scaler_kind kind;
    size_t    n_features;
    double    lo, hi;               /* minmax: the target range; both 0 = 0 and 1. Set before
                                       fitting  */
    nn_tensor count;                /* [d] f64, values seen that are not NaN  */
    nn_tensor mean, var, scale;     /* minmax: var is unused, mean holds the offset  */
    nn_tensor min, max;             /* minmax: seen so far  */
    nn_alloc  alloc;
} nn_scaler;
/* nn_scaler_fit: x [n,d] f64 or f32, n >= 1; forgets what was fitted. _partial_fit: adds to it.
 * Infinity is NN_E_NONFINITE.
 * Zero the struct, set kind (and lo, hi, alloc) if wanted, fit, nn_scaler_free. */
NN_DEF nn_status nn_scaler_fit(nn_scaler *s, const nn_tensor *x, nn_error *err);
NN_DEF nn_status nn_scaler_partial_fit(nn_scaler *s, const nn_tensor *x, nn_error *err);
/* in place; f32 input is scaled in f32 as scikit-learn does */
NN_DEF nn_status nn_scaler_transform(const nn_scaler *s, nn_tensor *x, nn_error *err);
NN_DEF nn_status nn_scaler_inverse(const nn_scaler *s, nn_tensor *x, nn_error *err);
NN_DEF void nn_scaler_free(nn_scaler *s);
/* nn_onehot: out [n, n_classes] f32, new; labels [n] integers in [0, n_classes) or NN_E_ARG with
 * the row. */
NN_DEF nn_status nn_onehot(nn_tensor *out, const nn_tensor *labels, size_t n_classes,
                           const nn_alloc *alloc, nn_error *err);
/* nn_label_encode: classes = the sorted distinct values of x [n] (integers, bool, floats without
 * NaN, text; same dtype as x),
 * codes [n] i64 = the place of each; either may be NULL. nn_label_lookup: codes for known classes;
 * NN_E_ARG names the row of a value that is not among them. */
NN_DEF nn_status nn_label_encode(nn_tensor *codes, nn_tensor *classes, const nn_tensor *x,
                                 const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_label_lookup(nn_tensor *codes, const nn_tensor *classes, const nn_tensor *x,
                                 const nn_alloc *alloc, nn_error *err);

/* ==== [PATTERN] token patterns =========================================== */
/* Sequences of `length` tokens over an alphabet of `vocab` upper-case letters (token 0 is A), and
 * fifteen sets of them.
 * Everything is exact: a space of up to 26^20 sequences is counted and drawn from without ever
 *   being listed. */
#define NN_PATTERN_VOCAB_MIN  5
#define NN_PATTERN_VOCAB_MAX  26
#define NN_PATTERN_LENGTH_MIN 4
#define NN_PATTERN_LENGTH_MAX 20
typedef enum nn_pattern {
    NN_PATTERN_ALL_SAME = 0,
    NN_PATTERN_PALINDROME,
    NN_PATTERN_SORTED_ASCENDING,     /* non-decreasing  */
    NN_PATTERN_SORTED_DESCENDING,    /* non-increasing  */
    NN_PATTERN_ALTERNATING,          /* two distinct tokens with period 2: ABABABA  */
    NN_PATTERN_CONTAINS_ABC,         /* A, B, C in adjacent places  */
    NN_PATTERN_STARTS_WITH,          /* a given token first  */
    NN_PATTERN_ENDS_WITH,            /* a given token last  */
    NN_PATTERN_NO_REPEATS,           /* all tokens different; empty when length > vocab  */
    NN_PATTERN_HAS_MAJORITY,         /* one token in at least floor(length/2) + 1 places  */
    NN_PATTERN_INCREASING_PAIRS,     /* every adjacent pair non-decreasing: the set of
                                        SORTED_ASCENDING  */
    NN_PATTERN_DECREASING_PAIRS,     /* every adjacent pair non-increasing: the set of
                                        SORTED_DESCENDING  */
    NN_PATTERN_VOWEL_CONSONANT,      /* vowels (A E I O U within the vocabulary) and consonants in
                                        turn  */
    NN_PATTERN_FIRST_LAST_MATCH,
    NN_PATTERN_MOUNTAIN,             /* non-decreasing to the first maximum, then non-increasing  */
    NN_PATTERN_COUNT
} nn_pattern;
/* A pattern as an example uses it. token: STARTS_WITH and ENDS_WITH only; 0..vocab-1, or -1 = any
 * token (then every
 * sequence matches, as in the original program). */
typedef struct nn_pattern_use { nn_pattern id; int token; } nn_pattern_use;

/* nn_pattern_name: "all_same", "palindrome", ..., "mountain_pattern"; nn_pattern_text: one sentence
 * for prompts.
 * nn_pattern_parse: the id of a name, -1 when unknown. nn_pattern_set_of: the id that stands for
 *   the set (INCREASING_PAIRS
 * gives SORTED_ASCENDING, DECREASING_PAIRS gives SORTED_DESCENDING, every other itself). */
NN_DEF const char *nn_pattern_name(nn_pattern p);
NN_DEF const char *nn_pattern_text(nn_pattern p);
NN_DEF int nn_pattern_parse(const char *name);
NN_DEF nn_pattern nn_pattern_set_of(nn_pattern p);
/* nn_pattern_label: "palindrome", "starts_with:C"; buf [32]; returns buf. nn_pattern_use_parse: the
 * reverse; 1 = understood. */
NN_DEF const char *nn_pattern_label(char *buf, nn_pattern_use u);
NN_DEF int nn_pattern_use_parse(nn_pattern_use *u, const char *label);
/* nn_pattern_has_token: 1 for STARTS_WITH and ENDS_WITH. */
NN_DEF int nn_pattern_has_token(nn_pattern p);

/* An unsigned 128-bit number: 26^20 has 95 bits. nn_count_text: decimal, buf [40]; returns buf. */
typedef struct nn_count { uint64_t hi, lo; } nn_count;
NN_DEF double nn_count_f64(nn_count c);
NN_DEF const char *nn_count_text(char *buf, nn_count c);

/* A space with its counting tables (about 20 KB, no heap). Read-only after nn_pattern_space_make,
 * so threads share it. */
typedef struct nn_pattern_space {
    unsigned vocab, length;
    unsigned n_vowels;
    uint8_t  is_vowel[NN_PATTERN_VOCAB_MAX];
    /* [0] consonants, [1] vowels, in order           */
    uint8_t  letters[2][NN_PATTERN_VOCAB_MAX];
    /* vocab^r                                        */
    nn_count power[NN_PATTERN_LENGTH_MAX + 1];
    /* [matched so far][places left]: endings with ABC */
    nn_count abc[4][NN_PATTERN_LENGTH_MAX + 1];
    /* [places left][last token]: mountains going up  */
    nn_count up[NN_PATTERN_LENGTH_MAX + 1][NN_PATTERN_VOCAB_MAX];
    /* [class of the next][places left]: vowel_consonant */
    nn_count side[2][NN_PATTERN_LENGTH_MAX + 1];
    /* binomials [n][k]     */
    uint64_t choose[NN_PATTERN_VOCAB_MAX + NN_PATTERN_LENGTH_MAX][NN_PATTERN_LENGTH_MAX + 1];
    /* (vocab-1)^r for the minority of has_majority    */
    uint64_t others[NN_PATTERN_LENGTH_MAX + 1];
    /* sequences with a majority of one given token   */
    uint64_t majority;
} nn_pattern_space;
/* nn_pattern_space_make: vocab 5..26, length 4..20, else NN_E_ARG. */
NN_DEF nn_status nn_pattern_space_make(nn_pattern_space *s, size_t vocab, size_t length, nn_error *err);
/* nn_pattern_match: 1 when seq [length], tokens below vocab, is in the set. */
NN_DEF int nn_pattern_match(const nn_pattern_space *s, nn_pattern_use u, const uint8_t *seq);
/* nn_pattern_size: how many sequences the set has, exactly. */
NN_DEF nn_count nn_pattern_size(const nn_pattern_space *s, nn_pattern_use u);
/* nn_pattern_unrank: the sequence of rank r (0 <= r < size) of the set; a bijection, lexicographic
 * except for
 * HAS_MAJORITY (by token, then number of places). nn_pattern_draw: uniform over the set, which must
 * not be empty. */
NN_DEF void nn_pattern_unrank(const nn_pattern_space *s, nn_pattern_use u, nn_count r, uint8_t *seq);
NN_DEF void nn_pattern_draw(const nn_pattern_space *s, nn_pattern_use u, nn_rng *rng, uint8_t *seq);
/* nn_pattern_within: 1 when every sequence of a is one of b (equal sets included). Decided by
 * rules, no listing. */
NN_DEF int nn_pattern_within(const nn_pattern_space *s, nn_pattern_use a, nn_pattern_use b);
/* nn_pattern_universe: every set that can be told apart, once, in the order of the enum: twins
 * under their first name, STARTS_WITH and ENDS_WITH for each token, empty sets left out. Returns
 * how many (25 at vocab 7, length 7). */
#define NN_PATTERN_UNIVERSE_MAX 64
NN_DEF size_t nn_pattern_universe(nn_pattern_use out[NN_PATTERN_UNIVERSE_MAX],
                                  const nn_pattern_space *s);
/* nn_pattern_seq_text: the letters, terminated; buf [length + 1]; returns buf.
 * nn_pattern_seq_parse: the reverse from
 * exactly `length` letters below vocab; 1 = understood. */
NN_DEF const char *nn_pattern_seq_text(const nn_pattern_space *s, const uint8_t *seq, char *buf);
NN_DEF int nn_pattern_seq_parse(const nn_pattern_space *s, const char *text, uint8_t *seq);

/* The two parts of a space: one sequence in four is held out, by a Philox hash of its index under
 * `seed`; a set with
 * fewer than 40 sequences keeps at least 2 in each part (the lowest hashes move). A sequence is
 * always in one part only. */
#define NN_PATTERN_FORCED_MAX 64
typedef struct nn_pattern_parts {
    uint64_t key;
    double   validation;                           /* share of what is not held out that only
                                                      validates; 0 = no such part */
    size_t   n_forced;
    nn_count forced[NN_PATTERN_FORCED_MAX];        /* index of a sequence whose part the hash does
                                                      not decide */
    uint8_t  forced_held[NN_PATTERN_FORCED_MAX];
} nn_pattern_parts;
NN_DEF void nn_pattern_parts_make(nn_pattern_parts *p, const nn_pattern_space *s, uint64_t seed);
NN_DEF int  nn_pattern_held_out(const nn_pattern_parts *p, const nn_pattern_space *s, const uint8_t *seq);
/* Three parts, so that rows that train, validate and judge are disjoint whatever pattern they were
 * drawn for. nn_pattern_parts_three: one in four is held out, `validation` of the rest validates. A
 * set with fewer than 40 sequences is split by the order of their hashes: n / 4 held out (at least
 * 2), the share of the rest (at least 1) validates, what is left trains: all_same at vocab 7 has
 * 2, 1 and 4. nn_pattern_part: 0 = train, 1 = held out, 2 = validation. */
NN_DEF void nn_pattern_parts_three(nn_pattern_parts *p, const nn_pattern_space *s, uint64_t seed,
                                   double validation);
NN_DEF int nn_pattern_part(const nn_pattern_parts *p, const nn_pattern_space *s, const uint8_t *seq);

/* The original program's pools: for each pattern the lexicographically first sequences that no
 * smaller pool has taken, at
 * most 7, 250, 181, 181, 14, 1010, 1010, 1010, 514, 1010, 181, 181, 710, 1010, 1010 (the sizes at
 * vocab 7, length 7). */
typedef struct nn_pattern_pools {
    /* rows of seqs that belong to each pattern */
    size_t   first[NN_PATTERN_COUNT], count[NN_PATTERN_COUNT];
    uint8_t *seqs;                                               /* [total, length] */
    size_t   total, bytes;
    nn_alloc alloc;
} nn_pattern_pools;
NN_DEF nn_status nn_pattern_pools_make(nn_pattern_pools *p, const nn_pattern_space *s,
                                       const nn_alloc *alloc, nn_error *err);
NN_DEF void nn_pattern_pools_free(nn_pattern_pools *p);

/* nn_pattern_choose: k ~ U{min..max} different sets out of enabled [n_enabled] without order; equal
 * sets count as one (the first
 * enabled name is used). Tokens of STARTS_WITH / ENDS_WITH are drawn too, unless any_token (then -1).
 *   out [NN_PATTERN_COUNT]; returned in ascending order of id; *n_out = k; max is lowered to the
 *   number of sets
 * NN_E_ARG when min is 0, above max, above the number of sets, or when an enabled set is empty in
 * this space. */
NN_DEF nn_status nn_pattern_choose(nn_pattern_use *out, size_t *n_out, const nn_pattern_space *s,
                                   const nn_pattern *enabled, size_t n_enabled, size_t min,
                                   size_t max, int any_token, nn_rng *rng, nn_error *err);
/* nn_pattern_sizes: rows per pattern = max(min_each, floor(floor(total / (1 + ratio)) / k)),
 * negatives = min(floor(k rows ratio), max_total - k rows) (0 when the positives alone exceed
 * max_total). */
NN_DEF void nn_pattern_sizes(size_t *each, size_t *negatives, size_t k, size_t min_each,
                             double ratio, size_t total, size_t max_total);

/* A labelled set of sequences: `each` rows drawn for every pattern (label 1), then `negatives` rows
 * (label 0) that are in
 * none of the patterns. Rows are uniform over the pattern's sequences in the wanted part, with
 * replacement. */
typedef struct nn_pattern_set_desc {
    const nn_pattern_space *space;      /* required  */
    const nn_pattern_use   *patterns;   /* [n_patterns], none empty  */
    size_t n_patterns, each, negatives;
    const nn_pattern_parts *parts;      /* NULL = the whole space  */
    int    held_out;                    /* which part: 0 train, 1 held out, 2 validation  */
    const nn_pattern_pools *pools;      /* not NULL = rows come from the pools, repeats allowed
                                           (compat)   */
    int    loose_negatives;             /* negatives are any sequence (compat)  */
    size_t only;                        /* 1 + index: rows are drawn for that pattern alone;
                                           negatives still avoid all */
    uint64_t seed, index;               /* stream (seed, NN_STREAM_PATTERN, index)  */
    nn_alloc alloc;
    /* nn_pattern_set_distinct only */
    size_t near_negatives;              /* of the negatives: drawn from a pattern that is not among
                                           those of the set  */
    int    repeat;                      /* 1 = a part with fewer sequences than rows is used whole
                                           and repeated evenly; 0 = then there are fewer rows  */
    size_t whole_below;                 /* a pattern with fewer sequences than this gives all of
                                           them, whatever their part  */
} nn_pattern_set_desc;
typedef struct nn_pattern_set {
    nn_tensor tokens;                   /* u8 [n, length]  */
    nn_tensor label;                    /* f32 [n]  */
    nn_tensor source;                   /* i32 [n]: index of the pattern the row was drawn for, -1 =
                                           negative */
    /* nn_pattern_set_distinct: rows and different sequences per pattern; [NN_PATTERN_COUNT] =
     * negatives */
    size_t rows[NN_PATTERN_COUNT + 1], distinct[NN_PATTERN_COUNT + 1];
} nn_pattern_set;
/* nn_pattern_set_make: NN_E_ARG for a missing field, NN_E_LIMIT when no negative is found in a
 * million draws (the patterns
 * cover the space). Free with nn_pattern_set_free. */
NN_DEF nn_status nn_pattern_set_make(nn_pattern_set *out, const nn_pattern_set_desc *d, nn_error *err);
NN_DEF void nn_pattern_set_free(nn_pattern_set *s);
/* nn_pattern_set_distinct: the same without repeats: no sequence stands in the set twice, but where
 * `repeat` fills up a part that is too small (each of its sequences floor or ceiling of rows / part
 * times). The smallest patterns draw first, so that a set inside another keeps its own. A negative
 * is repeated only with `repeat`, when a thousand draws in a row gave nothing new; without it there
 * are fewer. NN_E_LIMIT when there is no negative at all, or a pattern has no sequence left. */
NN_DEF nn_status nn_pattern_set_distinct(nn_pattern_set *out, const nn_pattern_set_desc *d,
                                         nn_error *err);
/* nn_pattern_corrupt: flips the labels of exactly floor(rate n) of the n rows whose source is
 * `target`, chosen without
 * order by the stream (seed, NN_STREAM_NOISE, index). *n_rows = n, *n_flipped: how many; either may
 * be NULL. rate 0..1. */
NN_DEF nn_status nn_pattern_corrupt(float *label, const int32_t *source, size_t rows,
                                    int32_t target, double rate, uint64_t seed, uint64_t index,
                                    size_t *n_rows, size_t *n_flipped, const nn_alloc *alloc,
                                    nn_error *err);

/* ==== [FAIR] fair tasks ================================================== */
/* Synthetic classification tasks with a sensitive group z and label noise, as suites of many tasks.
 * compat: the original program's suite, draw for draw (docs/random.md): one
 *   default_rng(seed) for all tasks, make_classification and the split with random_state = seed in
 *   every task, scaler fitted on all rows, noise in the test labels too, X in f64.
 * default: a fresh seed per task from the stream (seed, NN_STREAM_FAIR, task), so task k can be
 *   made alone; every column informative or redundant; noise in the training labels only; scaler
 *   fitted on the training rows; group margin exact to a row, and with bias the association of
 *   group and label has odds ratio 2.25 (that of 60/40 at even shares) at whatever margins; without
 *   bias z is independent of y. X in f32. */
typedef struct nn_fair_params {
    size_t n_samples, n_features;     /* >= 20; >= 5 */
    double noise_rate;                /* share of (training) labels flipped                       */
    double group_imbalance;           /* share of z = 1, the minority (compat with bias: see above) */
    double class_imbalance;           /* share of y = 1                                           */
    double separability;              /* class_sep of make_classification                         */
    int    add_group_bias;            /* 1 = group and label are associated: z = 0 has more positives */
} nn_fair_params;
typedef struct nn_fair_desc {
    size_t   n_tasks;                 /* 0 = 100 */
    uint64_t seed;                    /* 0 = 42 */
    int      compat;
    /* each parameter of a task is drawn from lo..hi; lo = hi fixes it. Literal: start from
     * nn_fair_desc_default() */
    size_t   samples_lo, samples_hi, features_lo, features_hi;
    double   noise_lo, noise_hi, group_lo, group_hi, class_lo, class_hi, sep_lo, sep_hi;
    double   bias_share;              /* probability that a task has group bias */
    double   test_size;               /* 0 = 0.3 */
    int      threads;                 /* inside one task; never changes a bit */
    nn_alloc alloc;
} nn_fair_desc;
/* 100 tasks: n 100..10000, features 5..20, noise 0...3, group .1...9, class .2...8, sep .5..2, bias
 * .7 */
NN_DEF nn_fair_desc nn_fair_desc_default(void);
/* One part of a task; x f32 (compat: f64) [n,d], the labels i64 [n]. y may be noisy, y_clean never. */
typedef struct nn_fair_part {
    nn_tensor x, y, z, y_clean;
    double pos_rate, minority_rate, noise_rate, dp_gap;   /* mean y (noisy where y is), mean z,
                                                             mean(y != y_clean), |difference of pos
                                                             rates|  */
    double pos_rate_z[2];                                 /* NaN for an empty group (then dp_gap is
                                                             NaN; compat: 0, as the original) */
} nn_fair_part;
typedef struct nn_fair_task {
    size_t task_id;
    uint64_t seed;                    /* random_state of its make_classification */
    nn_fair_params params;
    nn_fair_part train, test;
} nn_fair_task;
NN_DEF void nn_fair_task_free(nn_fair_task *t);
/* A suite: nn_fair_begin checks the desc; nn_fair_next makes task 0, 1, 2, ... (NN_E_LIMIT after
 * the last). nn_fair_task_make makes task k alone
 * (default mode; compat is NN_E_UNSUPPORTED because its tasks share one stream). *t must be zeroed
 * or freed. */
typedef struct nn_fair_suite { nn_fair_desc d; nn_pcg g; size_t next; } nn_fair_suite;
NN_DEF nn_status nn_fair_begin(nn_fair_suite *s, const nn_fair_desc *d, nn_error *err);
NN_DEF nn_status nn_fair_next(nn_fair_suite *s, nn_fair_task *t, nn_error *err);
NN_DEF nn_status nn_fair_task_make(nn_fair_task *t, const nn_fair_desc *d, size_t k, nn_error *err);
/* nn_fair_generate: the documents' generate_task: one task from the seven parameters (default mode)
 * and a seed. */
NN_DEF nn_status nn_fair_generate(nn_fair_task *t, const nn_fair_params *p, uint64_t seed,
                                  const nn_fair_desc *d, nn_error *err);
/* The 22 fields of metadata.json, in order: name and value (is_int: print without a point;
 * is_bool). i < NN_FAIR_FIELDS. */
#define NN_FAIR_FIELDS 22
NN_DEF const char *nn_fair_field(const nn_fair_task *t, size_t i, double *value, int *is_int, int *is_bool);

/* ==== [TABULAR] tabular recipes: COMPAS, Adult, German, your own ========= */
/* Stands on nn_fmt.h [CSV]; costs 30 KB. NN_NO_TABULAR leaves it out. */
#ifndef NN_NO_TABULAR
/* A table of the user's becomes x (numbers), y (0/1) and z (group 0/1), with the row count after
 * every filter. */
typedef enum nn_tabular_kind {
    NN_TABULAR_CSV = 0,
    NN_TABULAR_COMPAS,
    NN_TABULAR_ADULT,
    NN_TABULAR_GERMAN
} nn_tabular_kind;
/* When a cell of the label (group) column makes y (z) 1. Numbers are compared as numbers. */
typedef enum nn_tabular_test {
    NN_TABULAR_EQUAL = 0,          /* the text, or that number: 1 is 1.0                       */
    NN_TABULAR_ANY,                /* "A|B|C": one of them (or the whole text)                 */
    NN_TABULAR_AT_LEAST,           /* number >= V                                              */
    NN_TABULAR_ABOVE,              /* number > V                                               */
    NN_TABULAR_AT_MOST,            /* number <= V                                              */
    NN_TABULAR_BELOW,              /* number < V                                               */
    NN_TABULAR_BETWEEN             /* "LO..HI": LO <= number <= HI                             */
} nn_tabular_test;
/* What a missing cell of a feature does. */
typedef enum nn_tabular_missing {
    NN_TABULAR_NUMBERS = 0,        /* a row that lacks a number is left out; text has a level
                                      "missing" */
    NN_TABULAR_ROWS,               /* a row that lacks any feature is left out  */
    NN_TABULAR_NAN,                /* no row is left out: NaN in x (see nn_impute_fit), a level
                                      "missing" of text  */
    NN_TABULAR_FLAG                /* the same, and a 0/1 column "NAME: missing" behind every number
                                      that is missing somewhere  */
} nn_tabular_missing;
/* A condition on the rows of a table: a column and what its cells are held against. */
typedef struct nn_tabular_where {
    const char *column, *value;
    nn_tabular_test test;
} nn_tabular_where;
typedef struct nn_tabular_desc {
    nn_tabular_kind kind;
    int      compat;               /* German: z by duration instead of age, the original's
                                      mistake  */
    /* NN_TABULAR_CSV: columns by name, and what their cells are held against. Rows with a missing
     * cell in label, group or a feature are left out: the empty cell, "?" and pandas' words (NA,
     * nan, NULL, None, ...), unless the word is the value asked for. */
    const char *label, *label_value, *group, *group_value;
    nn_tabular_test label_test, group_test;
    /* In place of group and group_value: every combination of the values of these columns, as text,
     * is a group, in order of bytes. Those of fewer than group_min rows (0 = 50) and, of more than
     * NN_TABULAR_GROUPS, all beyond the commonest are one group "other", the last; while that has
     * fewer rows than group_min itself and two others are left, the smallest of these joins it. */
    const char *const *group_columns;
    size_t   n_group_columns, group_min;
    /* Only rows that meet every condition are used; a missing cell meets none. A condition that no
     * row is left under is an error. */
    const nn_tabular_where *where;
    size_t   n_where;
    const char *const *features;   /* [n_features] columns; none = all but label, group and those
                                      without a name that count the rows. The label is refused,
                                      and a name twice */
    size_t   n_features;
    /* Text becomes 0/1 columns, one for each of its `levels` commonest texts (ties: the first in
     * order of bytes), in order of bytes, then one for the other texts, then one for missing cells;
     * of two such columns the first is left away. 0 = text is left out. Left out too: a column with
     * words among its numbers, of one text alone, or with more levels than half the rows. */
    size_t   levels;
    const char *const *categorical;  /* [n_categorical] columns of numbers that are names: as text */
    size_t   n_categorical;
    nn_tabular_missing missing;
    char     delim;                /* nn_tabular_read, CSV: 0 = ',', or the commonest of ; tab | in
                                      a header without a comma */
    int      decimal_comma;        /* 1 = 3,5 is a number and 3.5 is none; the values above keep the
                                      point  */
    nn_alloc alloc;
} nn_tabular_desc;
#define NN_TABULAR_GROUPS 16
typedef struct nn_tabular_step { char what[80]; size_t rows; } nn_tabular_step;
/* What became of a column of a table of one's own. */
typedef struct nn_tabular_column {
    const char *name;
    const char *why;               /* why it is no feature ("the label", ...); NULL: it is one  */
    size_t first, width;           /* its columns of x; width 0 where it is no feature  */
    size_t levels, kept;           /* text: how many there are, and how many of them have a column
                                      of their own; a number: 0  */
    size_t missing;                /* its missing cells in the rows that are used  */
} nn_tabular_column;
typedef struct nn_tabular {
    nn_tensor x, y, z;             /* f64 [n,d], i64 [n], i64 [n]  */
    nn_tensor row;                 /* i64 [n]: record of the file, from 0  */
    const char **features;         /* [d] names, in the arena: "age", "race = Other", "race: other",
                                      "race: missing"; a level of more than 60 bytes is cut  */
    nn_tabular_column *columns;    /* [n_columns] NN_TABULAR_CSV: every column, in the arena  */
    size_t n_columns;
    const char *label, *group;     /* "two_year_recid = 1", "race = African-American", in the
                                      arena; of group_columns "race x sex"  */
    const char **groups;           /* [n_groups] group_columns: "race = Asian, sex = Male", ...,
                                      "other", in the arena; else NULL and n_groups 2  */
    size_t n_groups;
    nn_tabular_step step[8];  size_t n_steps;
    nn_arena  arena;
} nn_tabular;
NN_DEF void nn_tabular_free(nn_tabular *t);
/* nn_tabular_read: the file with the dialect of its kind (Adult: no header, "?" missing,
 * adult.test's first line and final points are taken; German: german.data
 * or a CSV with header). nn_tabular_from: from a table read with all_text = 1. NN_E_FORMAT names
 * what is missing: the column, the value that never occurs, the cell that is no number (with its
 *   record). */
NN_DEF nn_status nn_tabular_read(nn_tabular *t, const char *path, const nn_tabular_desc *d,
                                 const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_tabular_from(nn_tabular *t, const nn_table *table, const nn_tabular_desc *d,
                                 nn_error *err);
/* nn_impute_fit: value [d] = what stands for the NaN of each column of x [n,d] f64: the mean or the
 * median of its numbers, 0 where it has none. nn_impute: writes them into x [n,d] f64. */
typedef enum nn_impute_kind { NN_IMPUTE_MEAN = 0, NN_IMPUTE_MEDIAN } nn_impute_kind;
NN_DEF nn_status nn_impute_fit(double *value, const nn_tensor *x, nn_impute_kind kind,
                               const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_impute(nn_tensor *x, const double *value, nn_error *err);
/* nn_label_noise: y [n] gets flips, chosen by the stream (seed, NN_STREAM_NOISE): floor(rate n) of
 * all; targeted (z given): floor(1.5 rate n_1) of group 1 and
 * floor(0.5 rate n_0) of group 0. compat: NumPy's np.random.seed(seed); choice(n, k,
 * replace=False), as the original. */
NN_DEF nn_status nn_label_noise(int64_t *y, const int64_t *z, size_t n, double rate, uint64_t seed,
                                int compat, const nn_alloc *alloc, nn_error *err);
#endif /* NN_NO_TABULAR */

/* ==== [PROBING] probing data sets ======================================== */
/* Stands on nn_fmt.h [NPY]; costs 25 KB. NN_NO_PROBING leaves it out. */
#ifndef NN_NO_PROBING
/* From a folder of sentence files (sentence_*.npz: what a language model computed for each fragment
 * of a sentence) to X and y for a
 * probe: which representation, at which layer, predicts what. Keys of a sentence file, n fragments,
 *   L layers, d dimensions, F features:
 *   embeddings [n,d] f16 or f32;  hidden_states [L,n,d];  activations [L,n,F];  layers [L] int;
 *                                 average_l0s [L] int or float, may be missing;
 *                                 is_final_token [n] bool, or int 0 and 1;
 *   concept_strength_label, sentence_index: one int.  Others are ignored. Fortran order: the whole
 *   member of a file is read.
 * The numbers in `layers` name the layers, not their positions. Only what is wanted is read
 * (nn_npz_get_items). */
typedef enum nn_probing_strategy {
    NN_PROBING_NONE = 0,
    NN_PROBING_EMBEDDING_TO_FEATURE,     /* x: embeddings  y: activations[target_layer,
                                            features]  */
    NN_PROBING_HIDDEN_TO_FEATURE,        /* x: hidden_states[input_layer]  y:
                                            activations[target_layer, features]  */
    NN_PROBING_HIDDEN_TO_CONCEPT,        /* x: hidden_states[layers]  y: concept_strength_label  */
    NN_PROBING_EMBEDDING_TO_CONCEPT,     /* x: embeddings  y: concept_strength_label  */
    NN_PROBING_ACTIVATION_TO_CONCEPT     /* x: activations[layers]  y: concept_strength_label  */
} nn_probing_strategy;
typedef enum nn_probing_combine {
    NN_COMBINE_CONCAT = 0,
    NN_COMBINE_MEAN,
    NN_COMBINE_DIFF                 /* second layer - first */
} nn_probing_combine;
typedef enum nn_probing_rows {
    NN_ROWS_FINAL = 0,              /* the complete sentence */
    NN_ROWS_ALL,
    NN_ROWS_LAST                    /* the last `last` fragments */
} nn_probing_rows;
/* "embedding-to-feature", ... and back; NN_PROBING_NONE when unknown. */
NN_DEF const char *nn_probing_strategy_name(nn_probing_strategy s);
NN_DEF nn_probing_strategy nn_probing_strategy_parse(const char *name);
/* nn_layers_parse: "0-5", "2,5,10", "0-2,10,15-17" -> ascending layer numbers without repeats into
 * out [cap], *n of them.
 * NN_E_ARG with the column (err->col) and the offending piece: backward ranges, junk, empty pieces;
 * NN_E_LIMIT above cap. */
NN_DEF nn_status nn_layers_parse(int64_t *out, size_t cap, size_t *n, const char *text, nn_error *err);

/* One data set to be made. */
typedef struct nn_probing_desc {
    nn_probing_strategy strategy;        /* required  */
    int64_t        target_layer;         /* *-to-feature: layer of y  */
    int            has_input_layer;      /* hidden-to-feature: x from input_layer; 0 = from
                                            target_layer  */
    int64_t        input_layer;
    const int64_t *features;             /* [n_features] columns of activations: *-to-feature  */
    size_t         n_features;
    const int64_t *layers;               /* [n_layers] ascending: hidden-, activation-to-concept  */
    size_t         n_layers;
    nn_probing_combine combine;          /* of several layers; DIFF takes exactly two  */
    nn_probing_rows rows;
    size_t         last;                 /* NN_ROWS_LAST: >= 1  */
} nn_probing_desc;
/* One data set that was made. Rows in the order of the files, fragments in order within one. */
typedef struct nn_probing_set {
    nn_tensor X;            /* [n, k] f32  */
    nn_tensor y;            /* concept: [n] i64; one feature: [n] f32; m features: [n, m] f32  */
    nn_tensor sentence;     /* [n] i64, sentence_index of each row: the identity  */
    nn_tensor fragment;     /* [n] i64, place of the row in its sentence  */
    nn_tensor file;         /* [n] i64, index into the paths  */
    double    average_l0;   /* *-to-feature: average_l0s at target_layer, mean over the files;
                             NaN where a file has none  */
    nn_buf    skipped;      /* skip_bad: what was left out and why, one line each  */
    size_t    n_skipped;
} nn_probing_set;
typedef struct nn_probing_source {
    const char *const *paths;            /* [n_paths] sentence files, in the order wanted  */
    size_t    n_paths;
    int       skip_bad;                  /* 1 = leave bad files out and list them; 0 = the first one
                                            ends it */
    int       threads;                   /* 0 = all; never changes a bit  */
    int       verify;                    /* 1 = read wanted members whole, so that their CRC-32 is
                                            checked; 0 = only the bytes that are wanted */
    /* may be NULL; non-zero stops: NN_E_STOPPED; called by one thread at a time */
    int     (*progress)(size_t done, size_t total, void *user);
    void     *user;
    nn_file_opts file;                   /* I/O table, allocator  */
} nn_probing_source;
/* nn_probing_build: sets[i] is made after descs[i], all in one pass over the files. Every file must
 * have the shapes, layers and keys of
 * the first one: NN_E_FORMAT names both. Also NN_E_FORMAT: no final token or not in the last row, a
 *   sentence index that occurs
 * twice (both named), NaN or Inf in what is wanted (file and row). NN_E_ARG: a layer that is not in
 * the files (they are listed), a feature out of range, target fields with the wrong strategy.
 * Nothing is made on failure. */
NN_DEF nn_status nn_probing_build(nn_probing_set *sets, const nn_probing_desc *descs, size_t n_sets,
                                  const nn_probing_source *src, nn_error *err);
NN_DEF void nn_probing_set_free(nn_probing_set *s);
/* nn_probing_check: the rules of one desc that need no file (missing targets, both or neither layer
 * lists, ...). */
NN_DEF nn_status nn_probing_check(const nn_probing_desc *d, nn_error *err);
#endif /* NN_NO_PROBING */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_DATA_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_DATA_IMPLEMENTED)
#define NN_DATA_IMPLEMENTED
#include "nn_fmt.h"   /* again: after a plain include, this implements what we stand on */
NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [CLASSIFICATION] --------------------------------------------------- */
NN_DEF nn_classification_desc nn_classification_desc_default(void)
{
    nn_classification_desc d = NN_ZERO;
    d.n_redundant = 2;
    d.flip_y = 0.01;
    d.class_sep = 1.0;
    return d;
}
NN_DEF const char *nn_column_role_name(nn_column_role r)
{
    static const char *const name[4] = { "informative", "redundant", "repeated", "useless" };
    return (int)r >= 0 && (int)r < 4 ? name[r] : "useless";
}
NN_DEF void nn_classification_truth_free(nn_classification_truth *t)
{
    if (!t) return;
    nn_tensor_free(&t->role);
    nn_tensor_free(&t->column);
    nn_tensor_free(&t->source);
    nn_tensor_free(&t->row);
    nn_tensor_free(&t->cluster);
    nn_tensor_free(&t->flipped);
    nn_tensor_free(&t->centroids);
}
/* Defaults filled in, every rule checked. */
NNI_FN nn_status nni_classification_check(nn_classification_desc *o,
                                          const nn_classification_desc *d, nn_error *err)
{
    const char *const who = "nn_classification_make";
    size_t used, clusters, i, words;
    double sum = 0;
    nn_status s = nn_arithmetic_check(who, err);
    if (s != NN_OK) return s;
    *o = *d;
    if (o->n_samples == 0) o->n_samples = 100;
    if (o->n_features == 0) o->n_features = 20;
    if (o->n_informative == 0) o->n_informative = 2;
    if (o->n_classes == 0) o->n_classes = 2;
    if (o->n_clusters_per_class == 0) o->n_clusters_per_class = 2;
    if (o->scale == 0) o->scale = 1.0;
    if (!nn_size_add(o->n_informative, o->n_redundant, &used) || !nn_size_add(used, o->n_repeated, &used) ||
        used > o->n_features)
        return nn_error_set(err, NN_E_ARG,
                        "%s: n_informative %zu + n_redundant %zu + n_repeated %zu must be at most "
                        "n_features, got %zu",
                        who, o->n_informative, o->n_redundant, o->n_repeated, o->n_features);
    if (!nn_size_mul(o->n_classes, o->n_clusters_per_class, &clusters) || clusters > (size_t)1 << 31
        || (o->n_informative < 31 && clusters > (size_t)1 << o->n_informative))
        return nn_error_set(err, NN_E_ARG,
                        "%s: n_classes %zu x n_clusters_per_class %zu must be at most "
                        "2^n_informative = 2^%zu (corners of the hypercube)",
                        who, o->n_classes, o->n_clusters_per_class, o->n_informative);
    if (!nn_size_mul(o->n_informative, o->n_features, &words) || !nn_size_mul(words, clusters, &words) ||
        words > SIZE_MAX / 64)
        return nn_error_set(err, NN_E_NOMEM, "%s: size overflows", who);
    if (o->weights) {
        if (o->n_weights != o->n_classes && o->n_weights + 1 != o->n_classes)
            return nn_error_set(err, NN_E_ARG, "%s: expected %zu or %zu weights, got %zu", who,
                            o->n_classes - 1, o->n_classes, o->n_weights);
        for (i = 0; i < o->n_weights; i++) {
            if (!(o->weights[i] >= 0 && o->weights[i] <= 1))
                return nn_error_set(err, NN_E_ARG, "%s: weight %zu must be in [0, 1], got %g", who, i,
                                o->weights[i]);
            sum += o->weights[i];
        }
        if (sum > 1.0 + 1e-9)
            return nn_error_set(err, NN_E_ARG, "%s: weights must sum to at most 1, got %g", who, sum);
        if (o->stable && !(sum > 0)) return nn_error_set(err, NN_E_ARG, "%s: weights are all 0", who);
    }
    if (!(o->flip_y <= 1.0))
        return nn_error_set(err, NN_E_ARG, "%s: flip_y must be at most 1, got %g", who, o->flip_y);
    if (!nni_isfinite(o->class_sep) || !nni_isfinite(o->shift) || !nni_isfinite(o->scale))
        return nn_error_set(err, NN_E_ARG, "%s: class_sep, shift and scale must be finite", who);
    if (!o->stable && o->random_state > 0xffffffff)
        return nn_error_set(err, NN_E_ARG, "%s: random_state must be at most 2^32 - 1, got %llu", who,
                        (unsigned long long)o->random_state);
    return NN_OK;
}
NNI_FN nn_column_role nni_column_role_of(const nn_classification_desc *o, size_t position)
{
    if (position < o->n_informative) return NN_ROLE_INFORMATIVE;
    if (position < o->n_informative + o->n_redundant) return NN_ROLE_REDUNDANT;
    return position < o->n_informative + o->n_redundant + o->n_repeated ? NN_ROLE_REPEATED :
                                                                          NN_ROLE_USELESS;
}
/* sklearn.utils.random.sample_without_replacement(n, k, "auto"): docs/random.md.
 * NULL-safe; 0 = out of memory */
NNI_FN int nni_sample_distinct(nn_mt *g, int64_t *out, size_t n, size_t k, const nn_alloc *a)
{
    double ratio = n ? (double)k / (double)n : 1.0;
    size_t i, j;
    if (ratio > 0.01 && ratio < 0.99) {
        int64_t *p;
        size_t bytes;
        if (!nn_size_mul(n, sizeof *p, &bytes) || (p = (int64_t *)nn_mem_alloc(bytes, a)) == NULL) return 0;
        nn_mt_permutation(g, p, n);
        memcpy(out, p, k * sizeof *p);
        nn_mem_free(p, bytes, a);
    } else if (ratio <= 0.01) {
        for (i = 0; i < k; i++) {
            do {
                out[i] = nn_mt_randint(g, 0, (int64_t)n);
                for (j = 0; j < i && out[j] != out[i]; j++) { }
            } while (j < i);
        }
    } else {
        for (i = 0; i < k; i++) out[i] = (int64_t)i;
        for (; i < n; i++) {
            int64_t v = nn_mt_randint(g, 0, (int64_t)i + 1);
            if (v < (int64_t)k) out[v] = (int64_t)i;
        }
    }
    return 1;
}
/* What a set is made of before its rows: one block of doubles, then the integers. */
struct nn_classification {
    nn_classification_desc o;
    size_t   clusters, useless, bytes;
    size_t   maps;                                         /* cluster maps kept: all or one */
    int      plain;                                        /* nothing to shift or scale */
    /* [classes] [clusters,inf] [maps,inf,inf] [inf,red] [F] [F] (shift, scale by final column) */
    double  *cdf, *centroids, *map, *mix, *shift, *scale;
    int64_t *rep, *col;                                    /* [n_repeated] position copied; [F]
                                                              position of final column j */
};
/* role, column, source, centroids: what both modes know about columns */
NNI_FN nn_status nni_truth_columns(nn_classification_truth *t, const nn_classification *g, nn_error *err)
{
    const nn_classification_desc *o = &g->o;
    const size_t clusters = g->clusters;
    size_t j, first = o->n_informative + o->n_redundant;
    nn_status s = nn_tensor_make1(&t->role, NN_U8, o->n_features, &o->alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&t->column, NN_I64, o->n_features, &o->alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&t->source, NN_I64, o->n_features, &o->alloc, err);
    if (s == NN_OK) s = nn_tensor_make2(&t->centroids, NN_F64, clusters, o->n_informative, &o->alloc, err);
    if (s != NN_OK) return s;
    for (j = 0; j < o->n_features; j++) {
        size_t p = (size_t)g->col[j];
        nn_u8(&t->role)[j] = (uint8_t)nni_column_role_of(o, p);
        nn_i64(&t->column)[j] = g->col[j];
        nn_i64(&t->source)[j] =
            p >= first && p < first + o->n_repeated ? g->rep[p - first] : g->col[j];
    }
    memcpy(t->centroids.data, g->centroids, clusters * o->n_informative * sizeof(double));
    return NN_OK;
}
/* maps: how many cluster maps are kept at a time */
NNI_FN nn_classification *nni_classification_new(const nn_classification_desc *o, size_t maps)
{
    nn_classification *g;
    size_t inf = o->n_informative, clusters = o->n_classes * o->n_clusters_per_class,
           head = (sizeof *g + 63) & ~(size_t)63, i;
    size_t doubles = o->n_classes + clusters * inf + maps * inf * inf + inf * o->n_redundant +
                     2 * o->n_features,
           bytes;
    double *p;
    if (!nn_size_mul(doubles + o->n_repeated + o->n_features, sizeof(double), &bytes) ||
        !nn_size_add(bytes, head, &bytes))
        return NULL;
    g = (nn_classification *)nn_mem_alloc(bytes, &o->alloc);
    if (!g) return NULL;
    memset(g, 0, sizeof *g);
    g->o = *o;
    g->bytes = bytes;
    g->clusters = clusters;
    g->maps = maps;
    g->useless = o->n_features - inf - o->n_redundant - o->n_repeated;
    p = (double *)(void *)((unsigned char *)g + head);
    g->cdf = p;
    p += o->n_classes;
    g->centroids = p;
    p += clusters * inf;
    g->map = p;
    p += maps * inf * inf;
    g->mix = p;
    p += inf * o->n_redundant;
    g->shift = p;
    p += o->n_features;
    g->scale = p;
    p += o->n_features;
    g->rep = (int64_t *)(void *)p;
    g->col = g->rep + o->n_repeated;
    for (i = 0; i < o->n_features; i++) {
        g->shift[i] = o->shifts ? o->shifts[i] : o->shift;
        g->scale[i] = o->scales ? o->scales[i] : o->scale;
        g->col[i] = (int64_t)i;
    }
    return g;
}
/* shift and scale come by position; from now on they stand by final column. tmp [F] */
NNI_FN void nni_classification_order(nn_classification *g, double *tmp)
{
    size_t j, n = g->o.n_features;
    memcpy(tmp, g->shift, n * sizeof *tmp);
    for (j = 0; j < n; j++) g->shift[j] = tmp[g->col[j]];
    memcpy(tmp, g->scale, n * sizeof *tmp);
    for (j = 0; j < n; j++) g->scale[j] = tmp[g->col[j]];
    for (g->plain = 1, j = 0; j < n; j++)
        if (nni_d2u(g->shift[j]) != 0 || nni_d2u(g->scale[j]) != nni_d2u(1.0)) g->plain = 0;
}
/* a finished row from one by position: columns gathered, shifted, scaled */
NNI_FN void nni_classification_finish(const nn_classification *g, double *out, const double *in)
{
    const int64_t *col = g->col;
    size_t j = 0, n = g->o.n_features;
    if (g->plain) {
        for (; j + 4 <= n; j += 4) {
            const double a = in[col[j]] + 0.0, b = in[col[j + 1]] + 0.0, c = in[col[j + 2]] + 0.0,
                         d = in[col[j + 3]] + 0.0;
            out[j] = a;
            out[j + 1] = b;
            out[j + 2] = c;
            out[j + 3] = d;
        }
        for (; j < n; j++) out[j] = in[col[j]] + 0.0;
    }
    for (; j < n; j++) out[j] = (in[col[j]] + g->shift[j]) * g->scale[j];
}
NN_DEF void nn_classification_destroy(nn_classification *g)
{
    nn_alloc a = NN_ZERO;
    if (!g) return;
    a = g->o.alloc;
    nn_mem_free(g, g->bytes, &a);
}
enum { NNI_TWIN_ROWS = 32, NNI_TWIN_DRAWS = 4096 };
/* doubles of nni_classification_part's buffer: a row, the redundant columns of a block, the normals */
NNI_FN size_t nni_twin_room(const nn_classification *g)
{
    return g->o.n_features + NNI_TWIN_ROWS * g->o.n_redundant +
           (g->useless ? g->useless + NNI_TWIN_DRAWS : 0);
}
/* Rows a .. b - 1 by position to their final places in X: informative columns from z, the others
 * made here, normals from *mt on. */
NNI_FN nn_status nni_classification_part(const nn_classification *g, nn_mt *mt, double *X,
                                         const double *z, const int64_t *place, size_t a, size_t b,
                                         double *buf)
{
    const nn_classification_desc *o = &g->o;
    const size_t inf = o->n_informative, red = o->n_redundant, F = o->n_features,
                 used = F - g->useless, room = g->useless ? g->useless + NNI_TWIN_DRAWS : 0;
    /* normals run through stream; a row's other columns are laid before its first one */
    double *stream = buf + used, *mixed = stream + room;
    size_t left = (b - a) * g->useless, have = 0, at = 0, i, j;
    nn_status s;
    for (i = a; i < b; i++, at += g->useless) {
        const size_t block = (i - a) % NNI_TWIN_ROWS;
        double *in;
        if (red && block == 0) {
            s = nn_gemm_f64(b - i < NNI_TWIN_ROWS ? b - i : (size_t)NNI_TWIN_ROWS, red, inf, 1.0,
                            z + i * inf, inf, 0, g->mix, red, 0, 0.0, mixed, red, 1, NULL);
            if (s != NN_OK) return s;
        }
        if (have - at < g->useless) {
            size_t m = room - (have - at) < left ? room - (have - at) : left;
            have -= at;
            memmove(stream, stream + at, have * sizeof *stream);
            nn_mt_normals(mt, stream + have, m);
            at = 0;
            have += m;
            left -= m;
        }
        /* the next row's place lies anywhere */
        if (i + 1 < b) for (j = 0; j < F; j += 8) NNI_PREFETCH(X + (size_t)place[i + 1] * F + j);
        in = stream + at - used;
        memcpy(in, z + i * inf, inf * sizeof *in);
        if (red) memcpy(in + inf, mixed + block * red, red * sizeof *in);
        for (j = 0; j < o->n_repeated; j++) in[inf + red + j] = in[g->rep[j]];
        nni_classification_finish(g, X + (size_t)place[i] * F, in);
    }
    return NN_OK;
}
/* X and y in scikit-learn's order of draws. The useless columns are nearly all of them, and the
 * shuffle is drawn after: so the generator first runs past
 * them (nni_mt_normals_skip), noting where each thread begins; then every row is made once, in its
 * final place. */
NNI_FN nn_status nni_classification_twin(nn_classification *g, nn_tensor *x, nn_tensor *y,
                                         nn_classification_truth *truth, nn_error *err)
{
    const nn_classification_desc *o = &g->o;
    size_t n = o->n_samples, F = o->n_features, inf = o->n_informative, red = o->n_redundant,
           C = g->clusters, dims, i, j, k, start, given, bytes = 0, words, room;
    size_t parts = (size_t)nn_thread_count(n < 65536 / F + 1 ? 1 : o->threads);
    int64_t *perm, *place, *cls, *pick;
    double *z, *buf, *X = nn_f64(x);
    uint8_t *flipped;
    nn_mt *mt;
    nn_status s = NN_OK;
    if (parts > n) parts = n;
    room = nni_twin_room(g);
    /* one block: z [n,inf]; a buffer a thread; perm, place, class [n]; counts and picks [clusters];
     * the generator, and as it stood at each thread's first row; a mask */
    if (!nn_size_mul(n, inf + 3, &words) || !nn_size_mul(parts, room, &start) ||
        !nn_size_add(words, start, &words) || !nn_size_add(words, 2 * C, &words) ||
        !nn_size_mul(words, 8, &bytes) || !nn_size_add(bytes, (parts + 1) * sizeof *mt, &bytes) ||
        !nn_size_add(bytes, n, &bytes) || (z = (double *)nn_mem_alloc(bytes, &o->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_classification_make: out of memory for %zu x %zu", n, F);
    buf = z + n * inf;
    perm = (int64_t *)(void *)(buf + parts * room);
    place = perm + n;
    cls = place + n;
    pick = cls + n;
    mt = (nn_mt *)(void *)(pick + 2 * C);
    flipped = (uint8_t *)(mt + 1 + parts);
    nn_mt_seed(mt, (uint32_t)o->random_state);
    /* corners: beyond 30 dimensions random bits stand before the 30 distinct ones */
    dims = inf > 30 ? 30 : inf;
    for (k = 0; k < C; k++)
        for (i = 0; i < inf - dims; i++)
            g->centroids[k * inf + i] = (double)nn_mt_randint(mt, 0, 2);
    if (!nni_sample_distinct(mt, pick, (size_t)1 << dims, C, &o->alloc)) {
        nn_mem_free(z, bytes, &o->alloc);
        return nn_error_set(err, NN_E_NOMEM,
                        "nn_classification_make: out of memory for the corners of the hypercube");
    }
    for (k = 0; k < C; k++)
        for (i = 0; i < dims; i++)
            g->centroids[k * inf + (inf - dims) + i] = (double)(pick[k] >> (dims - 1 - i) & 1);
    for (i = 0; i < C * inf; i++) g->centroids[i] = g->centroids[i] * (2.0 * o->class_sep) - o->class_sep;
    if (o->no_hypercube) {
        for (k = 0; k < C; k++) {
            double f = nn_mt_rand(mt);
            for (i = 0; i < inf; i++) g->centroids[k * inf + i] *= f;
        }
        for (i = 0; i < inf; i++) {
            double f = nn_mt_rand(mt);
            for (k = 0; k < C; k++) g->centroids[k * inf + i] *= f;
        }
    }
    nn_mt_normals(mt, z, n * inf);
    /* cluster k takes trunc(n weight / clusters per class) rows, what is left goes one each to
     * clusters 0, 1, 2, ... */
    given = 0;
    for (k = 0; k < C; k++) {
        size_t c = k % o->n_classes;
        double w = 1.0 / (double)o->n_classes, sum = 0;
        if (o->weights) {
            for (i = 0; i < o->n_weights; i++) sum += o->weights[i];
            w = c < o->n_weights ? o->weights[c] : 1.0 - sum;
            if (w < 0) w = 0;
        }
        pick[C + k] = (int64_t)((double)n * w / (double)o->n_clusters_per_class);
        given += (size_t)pick[C + k];
    }
    for (i = 0; given + i < n; i++) pick[C + i % C]++;
    for (k = 0, start = 0; k < C && s == NN_OK; k++) {
        size_t rows = (size_t)pick[C + k], r;
        double *map = g->map + (g->maps > 1 ? k * inf * inf : 0);
        if (rows > n - start) rows = n - start;
        nn_mt_rands(mt, map, inf * inf);
        for (i = 0; i < inf * inf; i++) map[i] = 2.0 * map[i] - 1.0;
        /* X is still free */
        s = nn_gemm_f64(rows, inf, inf, 1.0, z + start * inf, inf, 0, map, inf, 0, 0.0, X, inf,
                        o->threads, err);
        for (r = 0; r < rows; r++) {
            cls[start + r] = (int64_t)k;
            for (i = 0; i < inf; i++) z[(start + r) * inf + i] = X[r * inf + i] + g->centroids[k * inf + i];
        }
        start += rows;
    }
    if (s != NN_OK) { nn_mem_free(z, bytes, &o->alloc); return s; }
    nn_mt_rands(mt, g->mix, inf * red);
    for (i = 0; i < inf * red; i++) g->mix[i] = 2.0 * g->mix[i] - 1.0;
    for (j = 0; j < o->n_repeated; j++)
        g->rep[j] = (int64_t)((double)(inf + red - 1) * nn_mt_rand(mt) + 0.5);
    for (i = 0; i < parts; i++) {
        mt[1 + i] = *mt;
        nni_mt_normals_skip(mt, (n * (i + 1) / parts - n * i / parts) * g->useless);
    }
    for (i = 0; i < n; i++) flipped[i] = o->flip_y >= 0 && nn_mt_rand(mt) < o->flip_y;
    for (i = 0; i < n; i++) perm[i] = (int64_t)i;
    {
        int64_t *labels = nn_i64(y), *tmp = place;
        for (i = 0; i < n; i++)
            tmp[i] = flipped[i] ? nn_mt_randint(mt, 0, (int64_t)o->n_classes) :
                                  cls[i] % (int64_t)o->n_classes;
        if (o->random_shift && !o->shifts)
            for (j = 0; j < F; j++) g->shift[j] = (2.0 * nn_mt_rand(mt) - 1.0) * o->class_sep;
        if (o->random_scale && !o->scales)
            for (j = 0; j < F; j++) g->scale[j] = 1.0 + 100.0 * nn_mt_rand(mt);
        if (!o->no_shuffle) {
            nn_mt_shuffle(mt, perm, n);
            nn_mt_shuffle(mt, g->col, F);
        }
        for (i = 0; i < n; i++) labels[i] = tmp[perm[i]];
    }
    for (i = 0; i < n; i++) place[perm[i]] = (int64_t)i;
    nni_classification_order(g, buf);
    {
        int part, bad = 0;
        NN_OMP(parallel for num_threads((int)parts) schedule(static, 1) reduction(+:bad))
        for (part = 0; part < (int)parts; part++)
            if (nni_classification_part(g, mt + 1 + part, X, z, place, n * (size_t)part / parts,
                                        n * ((size_t)part + 1) / parts,
                                        buf + room * (size_t)part) != NN_OK)
                bad++;
        if (bad)
            s = nn_error_set(err, NN_E_NOMEM,
                         "nn_classification_make: out of memory for the redundant columns");
    }
    if (s == NN_OK && truth) {
        s = nni_truth_columns(truth, g, err);
        if (s == NN_OK) s = nn_tensor_make1(&truth->row, NN_I64, n, &o->alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&truth->cluster, NN_I64, n, &o->alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&truth->flipped, NN_BOOL, n, &o->alloc, err);
        if (s == NN_OK) for (i = 0; i < n; i++) {
            nn_i64(&truth->row)[i] = perm[i];
            nn_i64(&truth->cluster)[i] = cls[perm[i]];
            nn_u8(&truth->flipped)[i] = flipped[perm[i]];
        }
    }
    nn_mem_free(z, bytes, &o->alloc);
    return s;
}
NN_DEF nn_status nn_classification_make(nn_tensor *X, nn_tensor *y, nn_classification_truth *truth,
                                        const nn_classification_desc *d, nn_error *err)
{
    nn_classification_desc o;
    nn_classification *g = NULL;
    nn_classification_truth t = NN_ZERO;
    nn_tensor xs = NN_ZERO, ys = NN_ZERO;
    size_t shape[2], i;
    nn_status s = nni_classification_check(&o, d, err);
    if (s != NN_OK) return s;
    shape[0] = o.n_samples;
    shape[1] = o.n_features;
    s = nn_tensor_raw(&xs, NN_F64, 0, 2, shape, &o.alloc, err);
    if (s == NN_OK) s = nn_tensor_raw(&ys, NN_I64, 0, 1, shape, &o.alloc, err);
    if (s == NN_OK && o.stable) {
        s = nn_classification_create(&g, &o, err);
        if (s == NN_OK && truth) {
            s = nn_classification_structure(g, &t, err);
            if (s == NN_OK) s = nn_tensor_make1(&t.row, NN_I64, o.n_samples, &o.alloc, err);
            if (s == NN_OK) s = nn_tensor_make1(&t.cluster, NN_I64, o.n_samples, &o.alloc, err);
            if (s == NN_OK) s = nn_tensor_make1(&t.flipped, NN_BOOL, o.n_samples, &o.alloc, err);
            if (s == NN_OK) for (i = 0; i < o.n_samples; i++) nn_i64(&t.row)[i] = (int64_t)i;
        }
        if (s == NN_OK) {
            /* as nni_classification_twin: below, a team's meeting costs more */
            int parts = nn_thread_count(o.n_samples < 65536 / o.n_features + 1 ? 1 : o.threads), p, bad = 0;
            NN_OMP(parallel for num_threads(parts) schedule(static, 1) reduction(+:bad))
            for (p = 0; p < parts; p++) {
                size_t a = o.n_samples * (size_t)p / (size_t)parts,
                       b = o.n_samples * ((size_t)p + 1) / (size_t)parts;
                if (b > a && nn_classification_rows(
                                 g, nn_f64(&xs) + a * o.n_features, nn_i64(&ys) + a,
                                 truth ? nn_i64(&t.cluster) + a : NULL,
                                 truth ? nn_u8(&t.flipped) + a : NULL, a, b - a, NULL) != NN_OK)
                    bad++;
            }
            if (bad) s = nn_error_set(err, NN_E_NOMEM, "nn_classification_make: out of memory for a row");
        }
    } else if (s == NN_OK) {
        g = nni_classification_new(&o, 1);
        s = g ? nni_classification_twin(g, &xs, &ys, truth ? &t : NULL, err) :
                nn_error_set(err, NN_E_NOMEM, "nn_classification_make: out of memory");
    }
    nn_classification_destroy(g);
    if (s == NN_OK) {
        *X = xs;
        *y = ys;
        if (truth) *truth = t;
    } else {
        nn_tensor_free(&xs);
        nn_tensor_free(&ys);
        nn_classification_truth_free(&t);
    }
    return s;
}

/* The stable mode. Streams: STRUCTURE, index 0 corners, 1 polytope, 2 redundant, 3 repeated, 4
 * shift, 5 scale, 6 columns, 16 + k map of
 * cluster k; ROWS, index = row: class, cluster, flip, new label, then informative and useless normals. */
NN_DEF nn_status nn_classification_create(nn_classification **out, const nn_classification_desc *d,
                                          nn_error *err)
{
    nn_classification_desc o;
    nn_classification *g;
    nn_rng r;
    size_t inf, i, j, k, C, bytes = 0, *order = NULL;
    double sum = 0, *tmp;
    nn_status s = nni_classification_check(&o, d, err);
    if (s != NN_OK) return s;
    if (!o.stable)
        return nn_error_set(err, NN_E_ARG,
                        "nn_classification_create: the desc must ask for the stable mode");
    inf = o.n_informative;
    C = o.n_classes * o.n_clusters_per_class;
    g = nni_classification_new(&o, C);
    i = inf <= 12 ? (size_t)1 << inf : 0;
    if (o.n_features > i) i = o.n_features;
    if (g && nn_size_mul(i, sizeof(double) > sizeof *order ? sizeof(double) : sizeof *order, &bytes))
        order = (size_t *)nn_mem_alloc(bytes, &o.alloc);
    if (!g || !order) {
        nn_classification_destroy(g);
        return nn_error_set(err, NN_E_NOMEM, "nn_classification_create: out of memory");
    }
    for (i = 0; i < o.n_classes; i++) {
        double w = !o.weights ? 1.0 : i < o.n_weights ? o.weights[i] : 1.0 - sum;
        sum += w > 0 ? w : 0;
        g->cdf[i] = sum;
    }
    for (i = 0; i < o.n_classes; i++) g->cdf[i] /= sum;
    r = nn_rng_make(o.random_state, NN_STREAM_STRUCTURE, 0);
    /* few corners: shuffle them all; many: draw, and draw again what is taken */
    if (inf <= 12) {
        for (i = 0; i < (size_t)1 << inf; i++) order[i] = i;
        nn_rng_shuffle(&r, order, (size_t)1 << inf);
        for (k = 0; k < C; k++)
            for (i = 0; i < inf; i++) g->centroids[k * inf + i] = (double)(order[k] >> i & 1);
    } else for (k = 0; k < C; k++) {
        do {
            for (i = 0; i < inf; i++) g->centroids[k * inf + i] = (double)(nn_rng_u32(&r) >> 31);
            for (j = 0; j < k && memcmp(g->centroids + j * inf, g->centroids + k * inf,
                                        inf * sizeof(double)) != 0;
                 j++) {
            }
        } while (j < k);
    }
    for (i = 0; i < C * inf; i++) g->centroids[i] = g->centroids[i] * (2.0 * o.class_sep) - o.class_sep;
    if (o.no_hypercube) {
        r = nn_rng_make(o.random_state, NN_STREAM_STRUCTURE, 1);
        for (k = 0; k < C; k++) {
            double f = nn_rng_f64(&r);
            for (i = 0; i < inf; i++) g->centroids[k * inf + i] *= f;
        }
        for (i = 0; i < inf; i++) {
            double f = nn_rng_f64(&r);
            for (k = 0; k < C; k++) g->centroids[k * inf + i] *= f;
        }
    }
    for (k = 0; k < C; k++) {
        r = nn_rng_make(o.random_state, NN_STREAM_STRUCTURE, 16 + k);
        for (i = 0; i < inf * inf; i++) g->map[k * inf * inf + i] = 2.0 * nn_rng_f64(&r) - 1.0;
    }
    r = nn_rng_make(o.random_state, NN_STREAM_STRUCTURE, 2);
    for (i = 0; i < inf * o.n_redundant; i++) g->mix[i] = 2.0 * nn_rng_f64(&r) - 1.0;
    r = nn_rng_make(o.random_state, NN_STREAM_STRUCTURE, 3);
    for (i = 0; i < o.n_repeated; i++) g->rep[i] = (int64_t)nn_rng_below(&r, inf + o.n_redundant);
    r = nn_rng_make(o.random_state, NN_STREAM_STRUCTURE, 4);
    if (o.random_shift && !o.shifts)
        for (i = 0; i < o.n_features; i++) g->shift[i] = (2.0 * nn_rng_f64(&r) - 1.0) * o.class_sep;
    r = nn_rng_make(o.random_state, NN_STREAM_STRUCTURE, 5);
    if (o.random_scale && !o.scales)
        for (i = 0; i < o.n_features; i++) g->scale[i] = 1.0 + 100.0 * nn_rng_f64(&r);
    if (!o.no_shuffle) {
        r = nn_rng_make(o.random_state, NN_STREAM_STRUCTURE, 6);
        for (i = 0; i < o.n_features; i++) order[i] = i;
        nn_rng_shuffle(&r, order, o.n_features);
        for (i = 0; i < o.n_features; i++) g->col[i] = (int64_t)order[i];
    }
    tmp = (double *)(void *)order;
    nni_classification_order(g, tmp);
    nn_mem_free(order, bytes, &o.alloc);
    /* the caller's; what they said is in the tables */
    g->o.weights = g->o.shifts = g->o.scales = NULL;
    *out = g;
    return NN_OK;
}
NN_DEF nn_status nn_classification_rows(const nn_classification *g, double *x, int64_t *y,
                                        int64_t *cluster, uint8_t *flipped, uint64_t first,
                                        size_t n, nn_error *err)
{
    enum { BLOCK = 64 };
    const nn_classification_desc *o = &g->o;
    const size_t inf = o->n_informative, red = o->n_redundant, F = o->n_features,
                 room = n < BLOCK ? n : (size_t)BLOCK;
    size_t at, i, j, c, d, words, bytes = 0, which[BLOCK], order[BLOCK], slot[BLOCK];
    nn_rng draw[BLOCK];
    double *z, *made, *mixed, *t, u;
    nn_status s = nn_arithmetic_check("nn_classification_rows", err);
    if (s != NN_OK || n == 0) return s;
    if (!nn_size_mul(room, 2 * inf + red, &words) || !nn_size_add(words, F, &words) ||
        !nn_size_mul(words, sizeof *z, &bytes) ||
        (z = (double *)nn_mem_alloc(bytes, &o->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM,
                        "nn_classification_rows: out of memory for %zu rows of %zu", room, F);
    made = z + room * inf;
    mixed = made + room * inf;
    t = mixed + room * red;
    for (at = 0; at < n && s == NN_OK; at += room) {
        const size_t rows = n - at < room ? n - at : room;
        /* what a row is; by cluster, so that those of one share a product */
        for (i = 0; i < rows; i++) {
            nn_rng *r = &draw[i];
            int flip;
            *r = nn_rng_make(o->random_state, NN_STREAM_ROWS, first + at + i);
            u = nn_rng_f64(r);
            for (c = 0; c + 1 < o->n_classes && g->cdf[c] <= u; c++) { }
            which[i] = c + o->n_classes * (size_t)nn_rng_below(r, o->n_clusters_per_class);
            flip = nn_rng_f64(r) < o->flip_y;
            if (flip) c = (size_t)nn_rng_below(r, o->n_classes);
            y[at + i] = (int64_t)c;
            if (cluster) cluster[at + i] = (int64_t)which[i];
            if (flipped) flipped[at + i] = (uint8_t)flip;
            for (j = i; j > 0 && which[order[j - 1]] > which[i]; j--) order[j] = order[j - 1];
            order[j] = i;
        }
        for (j = 0; j < rows; j++) {
            slot[order[j]] = j;
            nn_rng_normals(&draw[order[j]], z + j * inf, inf);
        }
        for (i = 0; i < rows && s == NN_OK; i = j) {
            const size_t k = which[order[i]];
            for (j = i + 1; j < rows && which[order[j]] == k; j++) { }
            s = nn_gemm_f64(j - i, inf, inf, 1.0, z + i * inf, inf, 0, g->map + k * inf * inf, inf,
                            0, 0.0, made + i * inf, inf, 1, err);
            for (c = i; c < j; c++)
                for (d = 0; d < inf; d++) made[c * inf + d] += g->centroids[k * inf + d];
        }
        if (s == NN_OK && red)
            s = nn_gemm_f64(rows, red, inf, 1.0, made, inf, 0, g->mix, red, 0, 0.0, mixed, red, 1,
                            err);
        for (i = 0; i < rows && s == NN_OK; i++) {
            memcpy(t, made + slot[i] * inf, inf * sizeof *t);
            if (red) memcpy(t + inf, mixed + slot[i] * red, red * sizeof *t);
            for (j = 0; j < o->n_repeated; j++) t[inf + red + j] = t[g->rep[j]];
            nn_rng_normals(&draw[i], t + (F - g->useless), g->useless);
            nni_classification_finish(g, x + (at + i) * F, t);
        }
    }
    nn_mem_free(z, bytes, &o->alloc);
    return s;
}
NN_DEF nn_status nn_classification_structure(const nn_classification *g,
                                             nn_classification_truth *truth, nn_error *err)
{
    nn_classification_truth t = NN_ZERO;
    nn_status s = nni_truth_columns(&t, g, err);
    if (s == NN_OK) *truth = t;
    else nn_classification_truth_free(&t);
    return s;
}

/* Related sets. Streams: STRUCTURE, index 7 which clusters and classes, 8 columns, 9 new corners,
 * 2^20 + k map of new cluster k. */
NNI_FN nn_status nni_related_base(nn_classification **g, const nn_classification_desc *d, nn_error *err)
{
    nn_classification_desc o;
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    nn_status s = nni_classification_check(&o, d, err);
    if (s != NN_OK) return s;
    if (o.stable) return nn_classification_create(g, &o, err);
    *g = nni_classification_new(&o, o.n_classes * o.n_clusters_per_class);
    if (!*g) return nn_error_set(err, NN_E_NOMEM, "nn_classification_relate: out of memory");
    s = nn_tensor_make2(&x, NN_F64, o.n_samples, o.n_features, &o.alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&y, NN_I64, o.n_samples, &o.alloc, err);
    if (s == NN_OK) s = nni_classification_twin(*g, &x, &y, NULL, err);
    nn_tensor_free(&x);
    nn_tensor_free(&y);
    return s;
}
/* the carrying columns: some keep their places, the other positions go where there is room */
NNI_FN void nni_related_columns(nn_classification *g, const nn_classification *base, double share,
                                size_t *order, unsigned char *taken)
{
    const size_t F = g->o.n_features, used = F - g->useless;
    const size_t keep = (size_t)(share * (double)used + 0.5);
    nn_rng r = nn_rng_make(g->o.random_state, NN_STREAM_STRUCTURE, 8);
    size_t i, j, n = 0;
    memcpy(g->col, base->col, F * sizeof *g->col);
    if (keep == used) return;
    for (i = 0; i < used; i++) order[i] = i;
    nn_rng_shuffle(&r, order, used);
    memset(taken, 0, F);
    for (i = 0; i < keep; i++) taken[order[i]] = 1;          /* by position: these stay */
    for (j = 0; j < F; j++) if (!taken[g->col[j]]) order[n++] = (size_t)g->col[j];
    nn_rng_shuffle(&r, order, n);
    for (i = 0, j = 0; j < F; j++) if (!taken[g->col[j]]) g->col[j] = (int64_t)order[i++];
}
/* slot[c]: which of the base's clusters is cluster c of the new set, -1 = a new one */
NNI_FN void nni_related_slots(int64_t *slot, const nn_classification *g,
                              const nn_classification *base, const nn_related_desc *related,
                              size_t *order)
{
    const size_t C = g->clusters, classes = g->o.n_classes;
    size_t shared = (size_t)(related->share_clusters * (double)C + 0.5), i, k;
    nn_rng r = nn_rng_make(g->o.random_state, NN_STREAM_STRUCTURE, 7);
    if (shared > base->clusters) shared = base->clusters;
    for (k = 0; k < C; k++) slot[k] = -1;
    for (i = 0; i < base->clusters; i++) order[i] = i;
    nn_rng_shuffle(&r, order, base->clusters);
    if (related->regroup) {
        size_t *place = order + base->clusters;
        for (k = 0; k < C; k++) place[k] = k;
        nn_rng_shuffle(&r, place, C);
        for (i = 0; i < shared; i++) slot[place[i]] = (int64_t)order[i];
        return;
    }
    for (i = 0; i < shared; i++) {
        const size_t own = order[i] % base->o.n_classes;
        for (k = own; own < classes && k < C && slot[k] >= 0; k += classes) { }
        if (own >= classes || k >= C) for (k = 0; slot[k] >= 0; k++) { }
        slot[k] = (int64_t)order[i];
    }
}
/* a corner that neither the base nor an earlier cluster has */
NNI_FN void nni_related_corner(nn_classification *g, const nn_classification *base, size_t k, nn_rng *r)
{
    const size_t inf = g->o.n_informative, bytes = inf * sizeof(double);
    const double sep = g->o.class_sep;
    double *corner = g->centroids + k * inf;
    size_t i, j;
    for (;;) {
        for (i = 0; i < inf; i++) corner[i] = nn_rng_u32(r) >> 31 ? sep : -sep;
        for (j = 0; j < k && memcmp(g->centroids + j * inf, corner, bytes) != 0; j++) { }
        if (j < k) continue;
        for (j = 0; j < base->clusters; j++) {
            for (i = 0; i < inf; i++)
                if ((base->centroids[j * inf + i] > 0) != (corner[i] > 0)) break;
            if (i == inf) break;
        }
        if (j == base->clusters) return;
    }
}
NNI_FN nn_status nni_related_check(const nn_classification_desc *o, const nn_classification *base,
                                   const nn_related_desc *related, nn_error *err)
{
    const char *const who = "nn_classification_relate";
    const char *const name[4] = { "n_features", "n_informative", "n_redundant", "n_repeated" };
    const size_t own[4] = { o->n_features, o->n_informative, o->n_redundant, o->n_repeated };
    const size_t its[4] = { base->o.n_features, base->o.n_informative, base->o.n_redundant,
                            base->o.n_repeated };
    const size_t corners = o->n_classes * o->n_clusters_per_class + base->clusters;
    size_t i;
    for (i = 0; i < 4; i++)
        if (own[i] != its[i])
            return nn_error_set(err, NN_E_ARG, "%s: %s must be the base's %zu, got %zu", who, name[i],
                            its[i], own[i]);
    if (!(related->share_columns >= 0 && related->share_columns <= 1))
        return nn_error_set(err, NN_E_ARG, "%s: share_columns must be in [0, 1], got %g", who,
                        related->share_columns);
    if (!(related->share_clusters >= 0 && related->share_clusters <= 1))
        return nn_error_set(err, NN_E_ARG, "%s: share_clusters must be in [0, 1], got %g", who,
                        related->share_clusters);
    if (o->n_informative < 31 && corners > (size_t)1 << o->n_informative)
        return nn_error_set(err, NN_E_ARG,
                        "%s: the base's clusters and the new ones need %zu corners, there are "
                        "2^n_informative = 2^%zu", who, corners, o->n_informative);
    if (!(o->class_sep > 0))
        return nn_error_set(err, NN_E_ARG, "%s: class_sep must be above 0, got %g", who, o->class_sep);
    return NN_OK;
}
NN_DEF nn_status nn_classification_relate(nn_classification **out, int64_t *from,
                                          const nn_classification_desc *d,
                                          const nn_related_desc *related, nn_error *err)
{
    nn_classification *g = NULL, *base = NULL;
    nn_classification_desc plain;
    size_t inf, k, i, words, bytes = 0, *order = NULL;
    int64_t *slot;
    nn_rng corner;
    nn_status s = nni_related_base(&base, &related->base, err);
    if (s == NN_OK) s = nni_classification_check(&plain, d, err);
    if (s == NN_OK) s = nni_related_check(&plain, base, related, err);
    if (s == NN_OK) s = nn_classification_create(&g, d, err);
    if (s != NN_OK) { nn_classification_destroy(base); nn_classification_destroy(g); return s; }
    inf = g->o.n_informative;
    words = base->clusters + 2 * g->clusters + 2 * g->o.n_features;
    if (nn_size_mul(words, sizeof(double), &bytes)) order = (size_t *)nn_mem_alloc(bytes, &d->alloc);
    if (!order) {
        nn_classification_destroy(base);
        nn_classification_destroy(g);
        return nn_error_set(err, NN_E_NOMEM, "nn_classification_relate: out of memory");
    }
    slot = (int64_t *)(void *)(order + base->clusters + g->clusters + g->o.n_features);
    nni_related_slots(slot, g, base, related, order);
    corner = nn_rng_make(g->o.random_state, NN_STREAM_STRUCTURE, 9);
    for (k = 0; k < g->clusters; k++) {
        double *map = g->map + k * inf * inf;
        if (slot[k] >= 0) {
            const size_t b = (size_t)slot[k];
            memcpy(g->centroids + k * inf, base->centroids + b * inf, inf * sizeof(double));
            memcpy(map, base->map + b * inf * inf, inf * inf * sizeof(double));
        } else {
            nn_rng r = nn_rng_make(g->o.random_state, NN_STREAM_STRUCTURE, ((uint64_t)1 << 20) + k);
            nni_related_corner(g, base, k, &corner);
            for (i = 0; i < inf * inf; i++) map[i] = 2.0 * nn_rng_f64(&r) - 1.0;
        }
        if (from) from[k] = slot[k];
    }
    memcpy(g->mix, base->mix, inf * g->o.n_redundant * sizeof(double));
    memcpy(g->rep, base->rep, g->o.n_repeated * sizeof *g->rep);
    nni_related_columns(g, base, related->share_columns, order, (unsigned char *)(void *)slot);
    nn_mem_free(order, bytes, &d->alloc);
    nn_classification_destroy(base);
    *out = g;
    return NN_OK;
}

/* ---- [SPLIT] ------------------------------------------------------------ */
/* Order of two elements of one tensor: integers, floats (no NaN), text by code point or byte. */
NNI_FN int nni_compare(const nn_tensor *a, size_t i, const nn_tensor *b, size_t j)
{
    int kind = nni_dtype_class(a->dtype);
    if (kind == 2) {
        int64_t x = nni_get_i64(a->data, a->dtype, i), y = nni_get_i64(b->data, b->dtype, j);
        return (x > y) - (x < y);
    }
    if (kind == 3) {
        uint64_t x = nni_get_u64(a->data, a->dtype, i), y = nni_get_u64(b->data, b->dtype, j);
        return (x > y) - (x < y);
    }
    if (kind == 1) {
        double x = nn_tensor_get_f64(a, i), y = nn_tensor_get_f64(b, j);
        return (x > y) - (x < y);
    }
    {
        const unsigned char *p = (const unsigned char *)a->data + i * a->itemsize,
                            *q = (const unsigned char *)b->data + j * b->itemsize;
        size_t n = a->itemsize > b->itemsize ? a->itemsize : b->itemsize, k,
               w = a->dtype == NN_UCS4 ? 4 : 1;
        for (k = 0; k < n; k += w) {
            uint32_t x = 0, y = 0;                           /* the shorter one is padded with NUL */
            if (k < a->itemsize) { if (w == 4) memcpy(&x, p + k, 4); else x = p[k]; }
            if (k < b->itemsize) { if (w == 4) memcpy(&y, q + k, 4); else y = q[k]; }
            if (x != y) return x > y ? 1 : -1;
        }
    }
    return 0;
}
/* idx[0..n) = rows of x in ascending order, equal ones in theirs: bottom-up merge sort; tmp [n] */
NNI_FN void nni_argsort(size_t *idx, size_t *tmp, const nn_tensor *x, size_t n)
{
    size_t w, lo, i;
    for (i = 0; i < n; i++) idx[i] = i;
    for (w = 1; w < n; w *= 2) {
        for (lo = 0; lo < n; lo += 2 * w) {
            size_t mid = n - lo > w ? lo + w : n, hi = n - lo > 2 * w ? lo + 2 * w : n, a = lo, b = mid;
            for (i = lo; i < hi; i++)
                tmp[i] = a < mid && (b >= hi || nni_compare(x, idx[a], x, idx[b]) <= 0) ? idx[a++] :
                                                                                          idx[b++];
        }
        memcpy(idx, tmp, n * sizeof *idx);
        if (w > SIZE_MAX / 4) break;
    }
}
/* codes [n] = place of each value among the sorted distinct ones; first [n] (or NULL) = a row of
 * each class; *n_classes. 0 = out of memory */
NNI_FN int nni_encode(int64_t *codes, size_t *first, size_t *n_classes, const nn_tensor *x,
                      size_t n, const nn_alloc *a)
{
    size_t *idx, bytes, i, c = 0;
    *n_classes = 0;
    if (n == 0) return 1;
    if (!nn_size_mul(n, 2 * sizeof *idx, &bytes) || (idx = (size_t *)nn_mem_alloc(bytes, a)) == NULL) return 0;
    nni_argsort(idx, idx + n, x, n);
    for (i = 0; i < n; i++) {
        if (i > 0 && nni_compare(x, idx[i - 1], x, idx[i]) != 0) c++;
        if (first && (i == 0 || codes[idx[i - 1]] != (int64_t)c)) first[c] = idx[i];
        codes[idx[i]] = (int64_t)c;
    }
    *n_classes = c + 1;
    nn_mem_free(idx, bytes, a);
    return 1;
}
/* Labels as codes 0..n_classes-1 and the rows of each class; one block of memory. */
typedef struct nni_classes { size_t n, k, bytes; int64_t *code, *count, *rows, *start; } nni_classes;
NNI_FN nn_status nni_classes_make(nni_classes *c, const nn_tensor *x, size_t n, const char *who,
                                  const char *what, const nn_alloc *a, nn_error *err)
{
    size_t i;
    int kind = nni_dtype_class(x->dtype);
    int64_t *at;
    if (x->ndim != 1 || x->shape[0] != n || (kind != 2 && kind != 3))
        return nn_error_set(err, NN_E_ARG, "%s: %s must be %zu integers, got %zu-d %s of %zu", who,
                        what, n, x->ndim, nn_dtype_name(x->dtype), nn_tensor_count(x));
    if (!nn_size_mul(n, 5 * sizeof *at, &c->bytes) || !nn_size_add(c->bytes, sizeof *at, &c->bytes) ||
        (at = (int64_t *)nn_mem_alloc(c->bytes, a)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu labels", who, n);
    c->n = n;
    c->code = at;
    c->count = at + n;
    c->rows = at + 2 * n;
    c->start = at + 3 * n;
    if (!nni_encode(c->code, NULL, &c->k, x, n, a)) {
        nn_mem_free(at, c->bytes, a);
        c->code = NULL;
        return nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu labels", who, n);
    }
    for (i = 0; i <= c->k && i <= n; i++) c->start[i] = 0;
    for (i = 0; i < n; i++) c->start[c->code[i] + 1]++;
    for (i = 0; i < c->k; i++) { c->count[i] = c->start[i + 1]; c->start[i + 1] += c->start[i]; }
    at = c->code + 4 * n + 1;                                /* where the next row of each class goes */
    for (i = 0; i < c->k; i++) at[i] = c->start[i];
    for (i = 0; i < n; i++) c->rows[at[c->code[i]]++] = (int64_t)i;
    return NN_OK;
}
NNI_FN void nni_classes_free(nni_classes *c, const nn_alloc *a) { nn_mem_free(c->code, c->bytes, a); }

/* numbers of test and train rows out of n, as sklearn's _validate_shuffle_split settles them */
NNI_FN nn_status nni_split_sizes(size_t n, const nn_split_desc *d, size_t *n_train, size_t *n_test,
                                 nn_error *err)
{
    const char *const who = "nn_train_test_split";
    double test = d->test_size, train = d->train_size;
    int has_test = d->n_test || test != 0, has_train = d->n_train || train != 0;
    if (!(test >= 0 && test < 1) || !(train >= 0 && train < 1))
        return nn_error_set(err, NN_E_ARG, "%s: shares must be in (0, 1), got test %g, train %g", who,
                        test, train);
    if (!has_test && !has_train) { test = 0.25; has_test = 1; }
    if (!d->n_test && !d->n_train && test + train > 1)
        return nn_error_set(err, NN_E_ARG, "%s: test_size + train_size must be at most 1, got %g", who,
                        test + train);
    *n_test = d->n_test;
    *n_train = d->n_train;
    if (has_test && !d->n_test) {
        double v = test * (double)n;
        *n_test = (size_t)v;
        if ((double)*n_test < v) ++*n_test;
    }
    if (has_train && !d->n_train) *n_train = (size_t)(train * (double)n);
    if (*n_test > n || *n_train > n || *n_test > n - *n_train)
        return nn_error_set(err, NN_E_ARG, "%s: train %zu + test %zu must be at most %zu", who,
                        *n_train, *n_test, n);
    if (!has_train) *n_train = n - *n_test;
    if (!has_test) *n_test = n - *n_train;
    if (*n_train == 0 || *n_test == 0)
        return nn_error_set(err, NN_E_ARG,
                        "%s: %zu rows give train %zu and test %zu: neither may be empty", who, n,
                        *n_train, *n_test);
    return NN_OK;
}
/* The mode of the multivariate hypergeometric distribution, ties broken at random: out[c] of
 * counts[c], draws in all. fl, rem [k], at [2k]. */
NNI_FN void nni_approx_mode(int64_t *out, const nni_classes *classes, size_t draws, nn_mt *g,
                            double *rem, int64_t *at)
{
    const int64_t *counts = classes->count;
    const size_t k = classes->k;
    double sum = 0, floors = 0;
    size_t i, n, need;
    for (i = 0; i < k; i++) sum += (double)counts[i];
    for (i = 0; i < k; i++) {
        double c = (double)counts[i] / sum * (double)draws;
        out[i] = (int64_t)c;
        rem[i] = c - (double)out[i];
        floors += (double)out[i];
    }
    need = (size_t)((double)draws - floors);
    /* each distinct remainder, from the largest down */
    while (need > 0) {
        double best = -1;
        size_t add;
        for (i = 0; i < k; i++) if (rem[i] > best) best = rem[i];
        if (best < 0) break;
        for (i = n = 0; i < k; i++) if (rem[i] == best) { at[n++] = (int64_t)i; rem[i] = -2; }
        add = n < need ? n : need;
        nn_mt_permutation(g, at + k, n);
        for (i = 0; i < add; i++) out[at[at[k + i]]]++;
        need -= add;
    }
}
/* permutation(array): a shuffled copy; in place here */
NNI_FN void nni_permute(nn_mt *g, int64_t *x, size_t n) { nn_mt_shuffle(g, x, n); }
NNI_FN nn_status nni_split_seed(nn_mt *g, uint64_t seed, const char *who, nn_error *err)
{
    if (seed > 0xffffffff)
        return nn_error_set(err, NN_E_ARG, "%s: random_state must be at most 2^32 - 1, got %llu", who,
                        (unsigned long long)seed);
    nn_mt_seed(g, (uint32_t)seed);
    return NN_OK;
}
NN_DEF nn_status nn_train_test_split(nn_tensor *train, nn_tensor *test, size_t n,
                                     const nn_split_desc *desc, nn_error *err)
{
    const char *const who = "nn_train_test_split";
    nn_split_desc d = NN_ZERO;
    nn_tensor tr = NN_ZERO, te = NN_ZERO;
    nni_classes c = NN_ZERO;
    nn_mt g;
    nn_status s;
    size_t i, n_train = 0, n_test = 0, bytes = 0, units = n;
    int64_t *p = NULL;
    if (desc) d = *desc;
    if (d.no_shuffle && (d.stratify || d.groups))
        return nn_error_set(err, NN_E_ARG, "%s: no_shuffle cannot be combined with stratify or groups",
                        who);
    if (d.stratify && d.groups) {                            /* fold 0 of the stratified group folds */
        nn_fold_desc f = NN_ZERO;
        nn_tensor fold = NN_ZERO;
        double share = d.test_size != 0 ? d.test_size : 0.25;
        if (d.n_test || d.n_train || d.train_size != 0 || !(share > 0 && share <= 0.5))
            return nn_error_set(
                err, NN_E_ARG,
                "%s: stratify with groups takes a test_size in (0, 0.5] and nothing else", who);
        f.k = (size_t)(1.0 / share + 0.5);
        f.shuffle = 1;
        f.stratify = d.stratify;
        f.groups = d.groups;
        f.random_state = d.random_state;
        f.alloc = d.alloc;
        s = nn_kfold(&fold, n, &f, err);
        if (s == NN_OK) s = nn_fold_indices(train, test, &fold, 0, &d.alloc, err);
        nn_tensor_free(&fold);
        return s;
    }
    s = nni_split_seed(&g, d.random_state, who, err);
    if (s != NN_OK) return s;
    if (d.groups) {
        s = nni_classes_make(&c, d.groups, n, who, "groups", &d.alloc, err);
        if (s != NN_OK) return s;
        units = c.k;
    }
    s = nni_split_sizes(units, &d, &n_train, &n_test, err);
    if (s == NN_OK && d.stratify) {
        s = nni_classes_make(&c, d.stratify, n, who, "stratify", &d.alloc, err);
        if (s == NN_OK) {
            for (i = 0; i < c.k && s == NN_OK; i++)
                if (c.count[i] < 2)
                    s = nn_error_set(err, NN_E_ARG,
                                 "%s: class %g has only 1 row, at least 2 are needed to stratify",
                                 who, nn_tensor_get_f64(d.stratify, (size_t)c.rows[c.start[i]]));
            if (s == NN_OK && n_train < c.k)
                s = nn_error_set(err, NN_E_ARG,
                             "%s: train %zu must be at least the number of classes %zu", who,
                             n_train, c.k);
            if (s == NN_OK && n_test < c.k)
                s = nn_error_set(err, NN_E_ARG,
                             "%s: test %zu must be at least the number of classes %zu", who, n_test,
                             c.k);
        }
    }
    if (s == NN_OK && (!nn_size_add(units, 6 * c.k + 1, &bytes) || !nn_size_mul(bytes, sizeof *p, &bytes) ||
                       (p = (int64_t *)nn_mem_alloc(bytes, &d.alloc)) == NULL))
        s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu rows", who, n);
    if (s == NN_OK && d.groups) {                            /* permute the groups; rows stay in order */
        size_t a = 0, b = 0, rows[2] = { 0, 0 };
        int64_t *side = p + units;
        nn_mt_permutation(&g, p, units);
        for (i = 0; i < units; i++) side[i] = 2;
        for (i = 0; i < n_test; i++) { side[p[i]] = 1; rows[1] += (size_t)c.count[p[i]]; }
        for (i = n_test; i < n_test + n_train; i++) { side[p[i]] = 0; rows[0] += (size_t)c.count[p[i]]; }
        s = nn_tensor_make1(&tr, NN_I64, rows[0], &d.alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&te, NN_I64, rows[1], &d.alloc, err);
        if (s == NN_OK) for (i = 0; i < n; i++) {
            if (side[c.code[i]] == 0) nn_i64(&tr)[a++] = (int64_t)i;
            else if (side[c.code[i]] == 1) nn_i64(&te)[b++] = (int64_t)i;
        }
    } else if (s == NN_OK) {
        s = nn_tensor_make1(&tr, NN_I64, n_train, &d.alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&te, NN_I64, n_test, &d.alloc, err);
        if (s == NN_OK && d.stratify) {
            int64_t *ni = p + n, *ti = ni + c.k, *at = ti + c.k;
            double *rem = (double *)(void *)(at + 2 * c.k);
            size_t a = 0, b = 0, k;
            nni_approx_mode(ni, &c, n_train, &g, rem, at);
            for (k = 0; k < c.k; k++) c.count[k] -= ni[k];
            nni_approx_mode(ti, &c, n_test, &g, rem, at);
            for (k = 0; k < c.k; k++) {
                size_t m = (size_t)(c.count[k] + ni[k]);
                const int64_t *rows = c.rows + c.start[k];
                nn_mt_permutation(&g, p, m);
                for (i = 0; i < (size_t)ni[k]; i++) nn_i64(&tr)[a++] = rows[p[i]];
                for (i = 0; i < (size_t)ti[k]; i++) nn_i64(&te)[b++] = rows[p[(size_t)ni[k] + i]];
            }
            nni_permute(&g, nn_i64(&tr), n_train);
            nni_permute(&g, nn_i64(&te), n_test);
        } else if (s == NN_OK && d.no_shuffle) {
            for (i = 0; i < n_train; i++) nn_i64(&tr)[i] = (int64_t)i;
            for (i = 0; i < n_test; i++) nn_i64(&te)[i] = (int64_t)(n_train + i);
        } else if (s == NN_OK) {
            nn_mt_permutation(&g, p, n);
            memcpy(te.data, p, n_test * sizeof *p);
            memcpy(tr.data, p + n_test, n_train * sizeof *p);
        }
    }
    if (p) nn_mem_free(p, bytes, &d.alloc);
    if (c.code) nni_classes_free(&c, &d.alloc);
    if (s == NN_OK) { *train = tr; *test = te; } else { nn_tensor_free(&tr); nn_tensor_free(&te); }
    return s;
}

/* np.add.reduce over contiguous doubles: pairwise down to blocks of 128, which have 8 partial sums */
NNI_FN double nni_numpy_pairwise(const double *x, size_t n)
{
    double r[8], s = 0;
    size_t i, j;
    if (n < 8) { for (i = 0; i < n; i++) s += x[i]; return s; }
    if (n > 128) {
        size_t h = n / 2;
        h -= h % 8;
        return nni_numpy_pairwise(x, h) + nni_numpy_pairwise(x + h, n - h);
    }
    for (j = 0; j < 8; j++) r[j] = x[j];
    for (i = 8; i + 8 <= n; i += 8) for (j = 0; j < 8; j++) r[j] += x[i + j];
    s = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; i++) s += x[i];
    return s;
}
NNI_FN double nni_numpy_std(const double *x, double *tmp, size_t n)
{
    double m = nni_numpy_pairwise(x, n) / (double)n;
    size_t i;
    for (i = 0; i < n; i++) { double v = x[i] - m; tmp[i] = v * v; }
    return nni_sqrt(nni_numpy_pairwise(tmp, n) / (double)n);
}
/* Whole groups to folds so that classes stay even: groups by falling spread of their class counts,
 * each to the fold that leaves the
 * lowest mean spread over folds of the classes' shares (nearly equal: the smaller fold). */
NNI_FN nn_status nni_fold_strat_groups(int64_t *fold, const nni_classes *y, const nni_classes *gr,
                                       size_t k, int shuffle, nn_mt *g, const nn_alloc *a,
                                       nn_error *err)
{
    size_t G = gr->k, C = y->k, i, c, f, bytes = 0, words, best, *order;
    double *counts, *in_fold, *tmp, *spread;
    int64_t *perm, *where;
    if (!nn_size_mul(G, C + 4, &words) || !nn_size_add(words, k * C + 3 * C + k, &words) ||
        !nn_size_mul(words, 8, &bytes) || (counts = (double *)nn_mem_alloc(bytes, a)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_kfold: out of memory for %zu groups x %zu classes", G, C);
    memset(counts, 0, bytes);
    spread = counts + G * C;
    in_fold = spread + G;
    tmp = in_fold + k * C;                                   /* [3 C + k] */
    perm = (int64_t *)(void *)(tmp + 3 * C + k);
    where = perm + G;
    order = (size_t *)(void *)(where + G);
    for (i = 0; i < G; i++) perm[i] = (int64_t)i;
    if (shuffle) nn_mt_shuffle(g, perm, G);
    for (i = 0; i < G; i++) where[perm[i]] = (int64_t)i;     /* group -> its place in the shuffled order */
    for (i = 0; i < y->n; i++) counts[(size_t)where[gr->code[i]] * C + (size_t)y->code[i]] += 1;
    for (i = 0; i < G; i++) spread[i] = nni_numpy_std(counts + i * C, tmp, C);
    nni_order_down(order, spread, G);
    for (i = 0; i < G; i++) {
        const double *mine = counts + order[i] * C;
        double least = 0, fewest = 0;
        best = k;
        for (f = 0; f < k; f++) {
            double eval, rows;
            for (c = 0; c < C; c++) in_fold[f * C + c] += mine[c];
            for (c = 0; c < C; c++) {                        /* std over folds of the share of class c */
                double m = 0, v = 0;
                size_t h;
                for (h = 0; h < k; h++) m += in_fold[h * C + c] / (double)y->count[c];
                m /= (double)k;
                for (h = 0; h < k; h++) {
                    double e = in_fold[h * C + c] / (double)y->count[c] - m;
                    v += e * e;
                }
                tmp[c] = nni_sqrt(v / (double)k);
            }
            eval = nni_numpy_pairwise(tmp, C) / (double)C;
            for (c = 0; c < C; c++) in_fold[f * C + c] -= mine[c];
            rows = nni_numpy_pairwise(in_fold + f * C, C);
            {
                double gap = eval - least;
                if (best == k || eval < least ||
                    ((gap < 0 ? -gap : gap) <= 1e-8 + 1e-5 * (least < 0 ? -least : least) &&
                     rows < fewest)) {
                    least = eval;
                    fewest = rows;
                    best = f;
                }
            }
        }
        for (c = 0; c < C; c++) in_fold[best * C + c] += mine[c];
        perm[order[i]] = (int64_t)best;                      /* by shuffled place; perm is free now */
    }
    for (i = 0; i < y->n; i++) fold[i] = perm[where[gr->code[i]]];
    nn_mem_free(counts, bytes, a);
    return NN_OK;
}
NN_DEF nn_status nn_kfold(nn_tensor *fold, size_t n, const nn_fold_desc *desc, nn_error *err)
{
    const char *const who = "nn_kfold";
    nn_fold_desc d = NN_ZERO;
    nn_tensor r = NN_ZERO;
    nni_classes y = NN_ZERO, gr = NN_ZERO;
    nn_mt g;
    nn_status s;
    size_t i, j, k, bytes = 0;
    int64_t *p = NULL, *f;
    if (desc) d = *desc;
    k = d.k ? d.k : 5;
    if (k < 2) return nn_error_set(err, NN_E_ARG, "%s: expected at least 2 folds, got %zu", who, k);
    if (k > n)
        return nn_error_set(err, NN_E_ARG, "%s: %zu folds need at least as many rows, got %zu", who, k,
                        n);
    s = nni_split_seed(&g, d.random_state, who, err);
    if (s == NN_OK && d.stratify) s = nni_classes_make(&y, d.stratify, n, who, "stratify", &d.alloc, err);
    if (s == NN_OK && d.groups) s = nni_classes_make(&gr, d.groups, n, who, "groups", &d.alloc, err);
    if (s == NN_OK && d.stratify) {
        for (i = 0; i < y.k && (size_t)y.count[i] < k; i++) { }
        if (i == y.k) s = nn_error_set(err, NN_E_ARG, "%s: %zu folds, but no class has that many rows", who, k);
    }
    if (s == NN_OK && d.groups && k > gr.k)
        s = nn_error_set(err, NN_E_ARG, "%s: %zu folds need at least as many groups, got %zu", who, k,
                     gr.k);
    if (s == NN_OK) s = nn_tensor_make1(&r, NN_I64, n, &d.alloc, err);
    if (s == NN_OK && (!nn_size_mul(n + k, 2 * sizeof *p, &bytes) ||
                       (p = (int64_t *)nn_mem_alloc(bytes, &d.alloc)) == NULL))
        s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu rows", who, n);
    if (s == NN_OK) {
        f = nn_i64(&r);
        if (d.stratify && d.groups) s = nni_fold_strat_groups(f, &y, &gr, k, d.shuffle, &g, &d.alloc, err);
        else if (d.groups) {
            int64_t *to = p + n, *size = to + n;             /* fold of each group, rows of each fold */
            /* shuffled groups, cut into k parts as np.array_split does */
            if (d.shuffle) {
                nn_mt_permutation(&g, p, gr.k);
                for (i = 0; i < gr.k; i++) {
                    size_t big = gr.k % k, each = gr.k / k;
                    to[p[i]] =
                        (int64_t)(i < big * (each + 1) ? i / (each + 1) :
                                                         big + (i - big * (each + 1)) / each);
                }
            } else {
                /* the largest group first (of equals the last), each to the lightest fold */
                for (j = 0; j < k; j++) size[j] = 0;
                for (i = 0; i < gr.k; i++) p[i] = -1;
                {
                    size_t *order = (size_t *)(void *)p;
                    nn_tensor cv = nn_tensor_view(gr.count, NN_I64, 1, &gr.k);
                    nni_argsort(order, order + gr.k, &cv, gr.k);
                    for (i = gr.k; i-- > 0; ) {
                        size_t best = 0;
                        for (j = 1; j < k; j++) if (size[j] < size[best]) best = j;
                        size[best] += gr.count[order[i]];
                        gr.start[order[i]] = (int64_t)best;
                    }
                    for (i = 0; i < gr.k; i++) to[i] = gr.start[i];
                }
            }
            for (i = 0; i < n; i++) f[i] = to[gr.code[i]];
        } else if (d.stratify) {
            /* classes in order of first appearance; class c fills places b..b+count of the sorted
             * labels, and place q belongs to fold q % k */
            size_t b = 0, done;
            int64_t *which = p + n;                          /* classes by first row */
            for (i = 0, done = 0; i < n && done < y.k; i++)
                if (y.rows[y.start[y.code[i]]] == (int64_t)i) which[done++] = y.code[i];
            for (j = 0; j < y.k; j++) {
                size_t c = (size_t)which[j], m = (size_t)y.count[c], h, at = 0, q;
                for (h = 0; h < k; h++)
                    for (q = b + (h + k - b % k) % k; q < b + m; q += k) p[at++] = (int64_t)h;
                if (d.shuffle) nn_mt_shuffle(&g, p, m);
                for (i = 0; i < m; i++) f[y.rows[y.start[c] + (int64_t)i]] = p[i];
                b += m;
            }
        } else {
            for (i = 0; i < n; i++) p[i] = (int64_t)i;
            if (d.shuffle) nn_mt_shuffle(&g, p, n);
            for (i = 0, j = 0; j < k; j++) {
                size_t m = n / k + (j < n % k);
                while (m--) f[p[i++]] = (int64_t)j;
            }
        }
    }
    if (p) nn_mem_free(p, bytes, &d.alloc);
    if (y.code) nni_classes_free(&y, &d.alloc);
    if (gr.code) nni_classes_free(&gr, &d.alloc);
    if (s == NN_OK) *fold = r;
    else nn_tensor_free(&r);
    return s;
}
NN_DEF nn_status nn_fold_indices(nn_tensor *train, nn_tensor *test, const nn_tensor *fold,
                                 size_t which, const nn_alloc *alloc, nn_error *err)
{
    nn_tensor tr = NN_ZERO, te = NN_ZERO;
    size_t i, n, in = 0, a = 0, b = 0;
    nn_status s;
    if (fold->ndim != 1 || fold->dtype != NN_I64)
        return nn_error_set(err, NN_E_ARG, "nn_fold_indices: expected [n] i64, got %zu-d %s",
                        fold->ndim, nn_dtype_name(fold->dtype));
    n = fold->shape[0];
    for (i = 0; i < n; i++) in += nn_i64(fold)[i] == (int64_t)which;
    s = nn_tensor_make1(&tr, NN_I64, n - in, alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&te, NN_I64, in, alloc, err);
    if (s != NN_OK) { nn_tensor_free(&tr); return s; }
    for (i = 0; i < n; i++)
        if (nn_i64(fold)[i] == (int64_t)which) nn_i64(&te)[a++] = (int64_t)i;
        else nn_i64(&tr)[b++] = (int64_t)i;
    *train = tr;
    *test = te;
    return NN_OK;
}
NN_DEF nn_status nn_gather_rows(nn_tensor *out, const nn_tensor *x, const nn_tensor *idx,
                                const nn_alloc *alloc, nn_error *err)
{
    nn_tensor r = NN_ZERO;
    size_t shape[NN_MAX_DIMS], i, n, row,
        width = x->dtype == NN_UCS4  ? x->itemsize / 4 :
                x->dtype == NN_BYTES ? x->itemsize :
                                       0;
    nn_status s;
    if (x->ndim < 1 || idx->ndim != 1 || idx->dtype != NN_I64)
        return nn_error_set(err, NN_E_ARG,
                        "nn_gather_rows: expected rows and [m] i64 indices, got %zu-d and %zu-d %s",
                        x->ndim, idx->ndim, nn_dtype_name(idx->dtype));
    n = idx->shape[0];
    for (i = 0; i < n; i++) if (nn_i64(idx)[i] < 0 || (uint64_t)nn_i64(idx)[i] >= x->shape[0])
            return nn_error_set(err, NN_E_ARG,
                            "nn_gather_rows: index %zu must be in [0, %zu), got %lld", i,
                            x->shape[0], (long long)nn_i64(idx)[i]);
    for (i = 0, row = x->itemsize; i < x->ndim; i++) { shape[i] = x->shape[i]; if (i) row *= x->shape[i]; }
    shape[0] = n;
    s = nn_tensor_raw(&r, x->dtype, width, x->ndim, shape, alloc, err);
    if (s != NN_OK) return s;
    if (row)
        for (i = 0; i < n; i++)
            memcpy((unsigned char *)r.data + i * row,
                   (const unsigned char *)x->data + (size_t)nn_i64(idx)[i] * row, row);
    *out = r;
    return NN_OK;
}

/* ---- [SCALE] ------------------------------------------------------------ */
NN_DEF void nn_scaler_free(nn_scaler *s)
{
    if (!s) return;
    nn_tensor_free(&s->count);
    nn_tensor_free(&s->mean);
    nn_tensor_free(&s->var);
    nn_tensor_free(&s->scale);
    nn_tensor_free(&s->min);
    nn_tensor_free(&s->max);
    s->n_features = 0;
}
NNI_FN nn_status nni_scaler_rows(const nn_tensor *x, size_t d, const char *who, nn_error *err)
{
    if (x->ndim != 2 || (x->dtype != NN_F64 && x->dtype != NN_F32) || (d && x->shape[1] != d))
        return nn_error_set(err, NN_E_ARG,
                        "%s: expected [n,%zu] f64 or f32, got %zu-d %s with %zu columns", who,
                        d            ? d :
                        x->ndim == 2 ? x->shape[1] :
                                       (size_t)0,
                        x->ndim, nn_dtype_name(x->dtype), x->ndim == 2 ? x->shape[1] : (size_t)0);
    return NN_OK;
}
NNI_FN double nni_cell(const nn_tensor *x, size_t i)
{
    return x->dtype == NN_F64 ? ((const double *)x->data)[i] : (double)((const float *)x->data)[i];
}
NN_DEF nn_status nn_scaler_partial_fit(nn_scaler *sc, const nn_tensor *x, nn_error *err)
{
    const char *const who = "nn_scaler_fit";
    size_t n, d, i, j;
    nn_scaler r = NN_ZERO;
    nn_tensor work = NN_ZERO;
    double *sum, *cnt, *cor, *ssd, lo = sc->lo, hi = sc->hi;
    nn_status s = nni_scaler_rows(x, sc->n_features, who, err);
    if (s != NN_OK) return s;
    n = x->shape[0];
    d = x->shape[1];
    if (n == 0) return nn_error_set(err, NN_E_ARG, "%s: expected at least one row", who);
    if (lo == 0 && hi == 0) hi = 1;
    if (!(lo < hi)) return nn_error_set(err, NN_E_ARG, "%s: lo must be below hi, got %g and %g", who, lo, hi);
    for (i = 0; i < n * d; i++) {
        double v = nni_cell(x, i);
        if (v - v != 0 && v == v)
            return nn_error_set(err, NN_E_NONFINITE, "%s: row %zu, column %zu is infinite", who, i / d,
                            i % d);
    }
    s = nn_tensor_make1(&work, NN_F64, 4 * d + (d == 1 ? 2 * n : 0), &sc->alloc, err);
    if (s != NN_OK) return s;
    if (!sc->count.data) {                                   /* first batch */
        s = nn_tensor_make1(&r.count, NN_F64, d, &sc->alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&r.mean, NN_F64, d, &sc->alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&r.var, NN_F64, d, &sc->alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&r.scale, NN_F64, d, &sc->alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&r.min, NN_F64, d, &sc->alloc, err);
        if (s == NN_OK) s = nn_tensor_make1(&r.max, NN_F64, d, &sc->alloc, err);
        if (s != NN_OK) { nn_scaler_free(&r); nn_tensor_free(&work); return s; }
        r.kind = sc->kind;
        r.lo = sc->lo;
        r.hi = sc->hi;
        r.alloc = sc->alloc;
        r.n_features = d;
        *sc = r;
    }
    sum = nn_f64(&work);
    cnt = sum + d;
    cor = cnt + d;
    ssd = cor + d;
    for (i = 0; i < n; i++) for (j = 0; j < d; j++) {
        double v = nni_cell(x, i * d + j);
        if (v != v) continue;
        if (sc->kind == NN_SCALER_MINMAX) {
            if (cnt[j] + nn_f64(&sc->count)[j] == 0 || v < nn_f64(&sc->min)[j]) nn_f64(&sc->min)[j] = v;
            if (cnt[j] + nn_f64(&sc->count)[j] == 0 || v > nn_f64(&sc->max)[j]) nn_f64(&sc->max)[j] = v;
        }
        sum[j] += v;
        cnt[j] += 1;
    }
    /* two passes with a correction: Chan, Golub & LeVeque 1983 */
    if (sc->kind != NN_SCALER_MINMAX)
        for (i = 0; i < n; i++) for (j = 0; j < d; j++) {
            double v = nni_cell(x, i * d + j), t;
            if (v != v) continue;
            t = v - sum[j] / cnt[j];
            cor[j] += t;
            ssd[j] += t * t;
        }
    /* one column is contiguous: there NumPy sums pairwise (float in buffers of 8192) */
    if (sc->kind != NN_SCALER_MINMAX && d == 1) {
        double *v = ssd + 1, *t = v + n;
        for (i = 0; i < n; i++) { v[i] = nni_cell(x, i); if (v[i] != v[i]) v[i] = 0; }
        sum[0] = 0;
        for (i = 0; i < n; i += 8192)
            if (x->dtype == NN_F32 || i == 0)
                sum[0] +=
                    nni_numpy_pairwise(v + i, x->dtype == NN_F32 && n - i > 8192 ? 8192 : n - i);
        for (i = 0; i < n; i++) {
            double c = nni_cell(x, i);
            t[i] = c == c ? c - sum[0] / cnt[0] : 0;
            v[i] = t[i] * t[i];
        }
        cor[0] = nni_numpy_pairwise(t, n);
        ssd[0] = nni_numpy_pairwise(v, n);
    }
    for (j = 0; j < d; j++) {
        double last = nn_f64(&sc->count)[j], all = last + cnt[j], scale;
        double *mean = nn_f64(&sc->mean) + j, *var = nn_f64(&sc->var) + j;
        if (sc->kind == NN_SCALER_MINMAX) {
            double range = nn_f64(&sc->max)[j] - nn_f64(&sc->min)[j];
            if (range < 10 * 2.220446049250313e-16) range = 1.0;
            scale = (hi - lo) / range;
            *mean = lo - nn_f64(&sc->min)[j] * scale;
        } else {
            if (cnt[j] > 0) {
                double last_sum = *mean * last, fresh = ssd[j] - cor[j] * cor[j] / cnt[j];
                *mean = (last_sum + sum[j]) / all;
                if (last > 0) {
                    double over = last / cnt[j], gap = last_sum / over - sum[j];
                    fresh = *var * last + fresh + over / all * (gap * gap);
                }
                *var = fresh / all;
            }
            {
                double e = all * *mean * 2.220446049250313e-16,
                       bound = all * 2.220446049250313e-16 * *var + e * e;
                scale = *var <= bound ? 1.0 : nni_sqrt(*var);
            }
        }
        nn_f64(&sc->scale)[j] = scale;
        nn_f64(&sc->count)[j] = all;
    }
    nn_tensor_free(&work);
    return NN_OK;
}
NN_DEF nn_status nn_scaler_fit(nn_scaler *s, const nn_tensor *x, nn_error *err)
{
    nn_scaler fresh = NN_ZERO;
    nn_status st;
    fresh.kind = s->kind;
    fresh.lo = s->lo;
    fresh.hi = s->hi;
    fresh.alloc = s->alloc;
    st = nn_scaler_partial_fit(&fresh, x, err);
    if (st != NN_OK) return st;
    nn_scaler_free(s);
    *s = fresh;
    return NN_OK;
}
NNI_FN nn_status nni_scaler_apply(const nn_scaler *s, nn_tensor *x, int inverse, nn_error *err)
{
    size_t i, j, n, d = s->n_features;
    const double *mean, *scale;
    nn_status st;
    if (!s->count.data) return nn_error_set(err, NN_E_ARG, "nn_scaler_transform: the scaler is not fitted");
    st = nni_scaler_rows(x, d, inverse ? "nn_scaler_inverse" : "nn_scaler_transform", err);
    if (st != NN_OK) return st;
    n = x->shape[0];
    mean = nn_f64(&s->mean);
    scale = nn_f64(&s->scale);
    for (i = 0; i < n; i++) for (j = 0; j < d; j++) {
        double v = nni_cell(x, i * d + j), a;
        /* multiply first, then add; or subtract, then divide */
        int times = inverse == (s->kind != NN_SCALER_MINMAX);
        if (x->dtype == NN_F64)
            ((double *)x->data)[i * d + j] =
                times ? v * scale[j] + mean[j] : (v - mean[j]) / scale[j];
        else {                                               /* each of the two operations ends in a float */
            a = times ? v * (double)(float)scale[j] : v - (double)(float)mean[j];
            a = (double)(float)a;
            ((float *)x->data)[i * d + j] =
                (float)(times ? a + (double)(float)mean[j] : a / (double)(float)scale[j]);
        }
    }
    return NN_OK;
}
NN_DEF nn_status nn_scaler_transform(const nn_scaler *s, nn_tensor *x, nn_error *err)
{
    return nni_scaler_apply(s, x, 0, err);
}
NN_DEF nn_status nn_scaler_inverse(const nn_scaler *s, nn_tensor *x, nn_error *err)
{
    return nni_scaler_apply(s, x, 1, err);
}
NN_DEF nn_status nn_onehot(nn_tensor *out, const nn_tensor *labels, size_t n_classes,
                           const nn_alloc *alloc, nn_error *err)
{
    nn_tensor r = NN_ZERO;
    int kind = nni_dtype_class(labels->dtype);
    size_t i, n;
    nn_status s;
    if (labels->ndim != 1 || (kind != 2 && kind != 3))
        return nn_error_set(err, NN_E_ARG, "nn_onehot: expected [n] integers, got %zu-d %s",
                        labels->ndim, nn_dtype_name(labels->dtype));
    n = labels->shape[0];
    s = nn_tensor_make2(&r, NN_F32, n, n_classes, alloc, err);
    for (i = 0; i < n && s == NN_OK; i++) {
        uint64_t v = kind == 2 ? (uint64_t)nni_get_i64(labels->data, labels->dtype, i) :
                                 nni_get_u64(labels->data, labels->dtype, i);
        if (v >= n_classes)
            s = nn_error_set(err, NN_E_ARG, "nn_onehot: row %zu: label must be in [0, %zu), got %.0f",
                         i, n_classes, nn_tensor_get_f64(labels, i));
        else nn_f32(&r)[i * n_classes + (size_t)v] = 1.0f;
    }
    if (s == NN_OK) *out = r;
    else nn_tensor_free(&r);
    return s;
}
NNI_FN nn_status nni_label_check(const nn_tensor *x, const char *who, nn_error *err)
{
    int kind = nni_dtype_class(x->dtype);
    size_t i;
    if (x->ndim != 1 || kind == 4 || x->dtype == NN_DTYPE_NONE)
        return nn_error_set(err, NN_E_ARG, "%s: expected [n] values, got %zu-d %s", who, x->ndim,
                        nn_dtype_name(x->dtype));
    if (kind == 1)
        for (i = 0; i < x->shape[0]; i++) {
            double v = nn_tensor_get_f64(x, i);
            if (v != v) return nn_error_set(err, NN_E_ARG, "%s: row %zu is NaN", who, i);
        }
    return NN_OK;
}
NN_DEF nn_status nn_label_encode(nn_tensor *codes, nn_tensor *classes, const nn_tensor *x,
                                 const nn_alloc *alloc, nn_error *err)
{
    nn_tensor c = NN_ZERO, cls = NN_ZERO;
    size_t n, k = 0, i, bytes = 0, *first = NULL;
    nn_status s = nni_label_check(x, "nn_label_encode", err);
    if (s != NN_OK) return s;
    n = x->shape[0];
    s = nn_tensor_make1(&c, NN_I64, n, alloc, err);
    if (s == NN_OK && (!nn_size_mul(n + 1, sizeof *first, &bytes) ||
                       (first = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL ||
                       !nni_encode(nn_i64(&c), first, &k, x, n, alloc)))
        s = nn_error_set(err, NN_E_NOMEM, "nn_label_encode: out of memory for %zu values", n);
    if (s == NN_OK && classes) {
        s = nn_tensor_raw(&cls, x->dtype,
                          x->dtype == NN_UCS4  ? x->itemsize / 4 :
                          x->dtype == NN_BYTES ? x->itemsize :
                                                 0,
                          1, &k, alloc, err);
        if (s == NN_OK)
            for (i = 0; i < k; i++)
                memcpy((unsigned char *)cls.data + i * x->itemsize,
                       (const unsigned char *)x->data + first[i] * x->itemsize, x->itemsize);
    }
    if (first) nn_mem_free(first, bytes, alloc);
    if (s == NN_OK && codes) *codes = c;
    else nn_tensor_free(&c);
    if (s == NN_OK && classes) *classes = cls;
    return s;
}
NN_DEF nn_status nn_label_lookup(nn_tensor *codes, const nn_tensor *classes, const nn_tensor *x,
                                 const nn_alloc *alloc, nn_error *err)
{
    nn_tensor c = NN_ZERO;
    size_t n, i;
    nn_status s = nni_label_check(x, "nn_label_lookup", err);
    if (s == NN_OK) s = nni_label_check(classes, "nn_label_lookup", err);
    if (s != NN_OK) return s;
    if (nni_dtype_class(x->dtype) != nni_dtype_class(classes->dtype) ||
        (nni_dtype_class(x->dtype) == 0 && x->dtype != classes->dtype))
        return nn_error_set(err, NN_E_ARG, "nn_label_lookup: values are %s, classes %s",
                        nn_dtype_name(x->dtype), nn_dtype_name(classes->dtype));
    n = x->shape[0];
    s = nn_tensor_make1(&c, NN_I64, n, alloc, err);
    for (i = 0; i < n && s == NN_OK; i++) {
        size_t lo = 0, hi = classes->shape[0];
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (nni_compare(classes, mid, x, i) < 0) lo = mid + 1;
            else hi = mid;
        }
        if (lo < classes->shape[0] && nni_compare(classes, lo, x, i) == 0) {
            nn_i64(&c)[i] = (int64_t)lo;
            continue;
        }
        if (nni_dtype_class(x->dtype))
            s = nn_error_set(err, NN_E_ARG, "nn_label_lookup: row %zu: unknown value %.17g", i,
                         nn_tensor_get_f64(x, i));
        else {
            char t[64];
            (void)nn_tensor_text(x, i, t, sizeof t);
            s = nn_error_set(err, NN_E_ARG, "nn_label_lookup: row %zu: unknown value '%s'", i, t);
        }
    }
    if (s == NN_OK) *codes = c;
    else nn_tensor_free(&c);
    return s;
}

/* ---- [PATTERN] ---------------------------------------------------------- */
static const char *const nni_pattern_words[NN_PATTERN_COUNT][2] = {
    { "all_same",         "every token is the same" },
    { "palindrome",       "the sequence reads the same forwards and backwards" },
    { "sorted_ascending", "tokens are in alphabetical order, repeats allowed" },
    { "sorted_descending", "tokens are in reverse alphabetical order, repeats allowed" },
    { "alternating",      "two different tokens take turns" },
    { "contains_abc",     "A, B and C stand next to each other in this order" },
    { "starts_with",      "the first token is a given one" },
    { "ends_with",        "the last token is a given one" },
    { "no_repeats",       "all tokens are different" },
    { "has_majority",     "one token fills more than half of the places" },
    { "increasing_pairs", "in every adjacent pair the second token is not before the first in the alphabet" },
    { "decreasing_pairs", "in every adjacent pair the second token is not after the first in the alphabet" },
    { "vowel_consonant",  "vowels and consonants take turns" },
    { "first_last_match", "the first and the last token are the same" },
    { "mountain_pattern", "tokens rise in the alphabet up to a peak and fall after it, repeats allowed" }
};
NN_DEF const char *nn_pattern_name(nn_pattern p)
{
    return (int)p >= 0 && p < NN_PATTERN_COUNT ? nni_pattern_words[p][0] : "?";
}
NN_DEF const char *nn_pattern_text(nn_pattern p)
{
    return (int)p >= 0 && p < NN_PATTERN_COUNT ? nni_pattern_words[p][1] : "?";
}
NN_DEF int nn_pattern_parse(const char *name)
{
    int i;
    for (i = 0; i < (int)NN_PATTERN_COUNT; i++) if (strcmp(name, nni_pattern_words[i][0]) == 0) return i;
    return -1;
}
NN_DEF nn_pattern nn_pattern_set_of(nn_pattern p)
{
    return p == NN_PATTERN_INCREASING_PAIRS ? NN_PATTERN_SORTED_ASCENDING :
           p == NN_PATTERN_DECREASING_PAIRS ? NN_PATTERN_SORTED_DESCENDING :
                                              p;
}
NN_DEF int nn_pattern_has_token(nn_pattern p)
{
    return p == NN_PATTERN_STARTS_WITH || p == NN_PATTERN_ENDS_WITH;
}
NN_DEF const char *nn_pattern_label(char *buf, nn_pattern_use u)
{
    const char *name = nn_pattern_name(u.id);
    size_t n = strlen(name);
    memcpy(buf, name, n + 1);
    if (nn_pattern_has_token(u.id) && u.token >= 0) {
        buf[n] = ':';
        buf[n + 1] = (char)('A' + u.token);
        buf[n + 2] = 0;
    }
    return buf;
}
NN_DEF int nn_pattern_use_parse(nn_pattern_use *u, const char *label)
{
    char name[32];
    size_t n = strcspn(label, ":");
    int id;
    if (n >= sizeof name) return 0;
    memcpy(name, label, n);
    name[n] = 0;
    id = nn_pattern_parse(name);
    if (id < 0) return 0;
    if (label[n] == ':') {
        if (!nn_pattern_has_token((nn_pattern)id) || label[n + 1] < 'A' || label[n + 1] > 'Z' ||
            label[n + 2])
            return 0;
        u->token = label[n + 1] - 'A';
    } else u->token = -1;
    u->id = (nn_pattern)id;
    return 1;
}

/* ---- 128-bit counts: two words, so that no compiler extension is needed -- */
NNI_FN nn_count nni_count(uint64_t lo) { nn_count c; c.hi = 0; c.lo = lo; return c; }
NNI_FN int nni_count_less(nn_count a, nn_count b) { return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo; }
NNI_FN nn_count nni_count_add(nn_count a, nn_count b)
{
    a.lo += b.lo;
    a.hi += b.hi + (a.lo < b.lo);
    return a;
}
NNI_FN nn_count nni_count_sub(nn_count a, nn_count b)
{
    a.hi -= b.hi + (a.lo < b.lo);
    a.lo -= b.lo;
    return a;
}
NNI_FN nn_count nni_count_mul(nn_count a, uint32_t m)
{
    uint64_t low = (a.lo & 0xFFFFFFFFu) * m, mid = (a.lo >> 32) * m + (low >> 32);
    a.hi = a.hi * m + (mid >> 32);
    a.lo = mid << 32 | (low & 0xFFFFFFFFu);
    return a;
}
/* *a /= d, returns the remainder; 1 <= d < 2^32: schoolbook division in 32-bit digits */
NNI_FN uint32_t nni_count_div(nn_count *a, uint32_t d)
{
    uint64_t r, q1, q0;
    if (a->hi == 0) { r = a->lo % d; a->lo /= d; return (uint32_t)r; }
    r = a->hi % d;
    a->hi /= d;
    r = r << 32 | a->lo >> 32;
    q1 = r / d;
    r = (r % d) << 32 | (a->lo & 0xFFFFFFFFu);
    q0 = r / d;
    a->lo = q1 << 32 | q0;
    return (uint32_t)(r % d);
}
NN_DEF double nn_count_f64(nn_count c) { return (double)c.hi * 18446744073709551616.0 + (double)c.lo; }
NN_DEF const char *nn_count_text(char *buf, nn_count c)
{
    char rev[40];
    size_t n = 0, i;
    do rev[n++] = (char)('0' + nni_count_div(&c, 10));
    while (c.hi || c.lo);
    for (i = 0; i < n; i++) buf[i] = rev[n - 1 - i];
    buf[n] = 0;
    return buf;
}
/* Uniform in 0..n-1, n >= 1: Lemire's method for one word, masked rejection for two. */
NNI_FN nn_count nni_count_below(nn_rng *rng, nn_count n)
{
    nn_count r;
    uint64_t mask;
    if (n.hi == 0) return nni_count(nn_rng_below(rng, n.lo));
    for (mask = n.hi; mask & (mask + 1); ) mask |= mask >> 1;
    do { r.hi = nn_rng_u64(rng) & mask; r.lo = nn_rng_u64(rng); } while (!nni_count_less(r, n));
    return r;
}

/* ---- a space and its tables --------------------------------------------- */
/* Places of ABC matched so far, 0..3, after one more token t; 3 stays. */
NNI_FN unsigned nni_abc_next(unsigned state, unsigned t)
{
    return state == 3 ? 3u : t == 0 ? 1u : t == state ? state + 1 : 0u;
}
NN_DEF nn_status nn_pattern_space_make(nn_pattern_space *s, size_t vocab, size_t length, nn_error *err)
{
    size_t n, k, r, t, u;
    if (vocab < NN_PATTERN_VOCAB_MIN || vocab > NN_PATTERN_VOCAB_MAX)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pattern_space_make: vocab_size, expected %d to %d, got %zu",
                        NN_PATTERN_VOCAB_MIN, NN_PATTERN_VOCAB_MAX, vocab);
    if (length < NN_PATTERN_LENGTH_MIN || length > NN_PATTERN_LENGTH_MAX)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pattern_space_make: sequence_length, expected %d to %d, got %zu",
                        NN_PATTERN_LENGTH_MIN, NN_PATTERN_LENGTH_MAX, length);
    memset(s, 0, sizeof *s);
    s->vocab = (unsigned)vocab;
    s->length = (unsigned)length;
    for (t = 0; t < vocab; t++) {
        s->is_vowel[t] = (uint8_t)(strchr("AEIOU", (int)('A' + t)) != NULL);
        if (s->is_vowel[t]) s->letters[1][s->n_vowels++] = (uint8_t)t;
        else s->letters[0][t - s->n_vowels] = (uint8_t)t;
    }
    for (n = 0; n < NN_PATTERN_VOCAB_MAX + NN_PATTERN_LENGTH_MAX; n++)               /* Pascal's triangle */
        for (k = 0; k <= NN_PATTERN_LENGTH_MAX; k++)
            s->choose[n][k] = k == 0 ? 1 : n == 0 ? 0 : s->choose[n - 1][k - 1] + s->choose[n - 1][k];
    s->power[0] = s->side[0][0] = s->side[1][0] = s->abc[3][0] = nni_count(1);
    s->others[0] = 1;
    for (t = 0; t < vocab; t++) s->up[0][t] = nni_count(1);
    for (r = 1; r <= length; r++) {
        s->power[r] = nni_count_mul(s->power[r - 1], (uint32_t)vocab);
        s->side[0][r] = nni_count_mul(s->side[1][r - 1], (uint32_t)(vocab - s->n_vowels));
        s->side[1][r] = nni_count_mul(s->side[0][r - 1], s->n_vowels);
        for (n = 0; n < 4; n++)
            for (t = 0; t < vocab; t++)
                s->abc[n][r] = nni_count_add(s->abc[n][r],
                                             s->abc[nni_abc_next((unsigned)n, (unsigned)t)][r - 1]);
        /* going up, the next token u either rises or stays (u >= t), or turns: then u and what
         * follows never rises,
         * which C(r-1 + u, u) sequences do */
        for (t = 0; t < vocab; t++)
            for (u = 0; u < vocab; u++)
                s->up[r][t] = nni_count_add(
                    s->up[r][t], u >= t ? s->up[r - 1][u] : nni_count(s->choose[r - 1 + u][r - 1]));
    }
    /* (vocab-1)^r only up to the size of a minority: 25^9 */
    for (r = 1; r < length - length / 2; r++) s->others[r] = s->others[r - 1] * (vocab - 1);
    for (k = length / 2 + 1; k <= length; k++) s->majority += s->choose[length][k] * s->others[length - k];
    return NN_OK;
}

NN_DEF int nn_pattern_match(const nn_pattern_space *s, nn_pattern_use u, const uint8_t *q)
{
    const unsigned L = s->length;
    unsigned i, count[NN_PATTERN_VOCAB_MAX];
    switch (u.id) {
    case NN_PATTERN_ALL_SAME:
        for (i = 1; i < L; i++) if (q[i] != q[0]) return 0;
        return 1;
    case NN_PATTERN_PALINDROME:
        for (i = 0; i < L / 2; i++) if (q[i] != q[L - 1 - i]) return 0;
        return 1;
    case NN_PATTERN_SORTED_ASCENDING: case NN_PATTERN_INCREASING_PAIRS:
        for (i = 1; i < L; i++) if (q[i] < q[i - 1]) return 0;
        return 1;
    case NN_PATTERN_SORTED_DESCENDING: case NN_PATTERN_DECREASING_PAIRS:
        for (i = 1; i < L; i++) if (q[i] > q[i - 1]) return 0;
        return 1;
    case NN_PATTERN_ALTERNATING:
        for (i = 2; i < L; i++) if (q[i] != q[i - 2]) return 0;
        return q[0] != q[1];
    case NN_PATTERN_CONTAINS_ABC:
        for (i = 2; i < L; i++) if (q[i - 2] == 0 && q[i - 1] == 1 && q[i] == 2) return 1;
        return 0;
    case NN_PATTERN_STARTS_WITH: return u.token < 0 || q[0] == u.token;
    case NN_PATTERN_ENDS_WITH:   return u.token < 0 || q[L - 1] == u.token;
    case NN_PATTERN_NO_REPEATS: {
        uint32_t seen = 0;
        for (i = 0; i < L; i++) { if (seen >> q[i] & 1u) return 0; seen |= 1u << q[i]; }
        return 1; }
    case NN_PATTERN_HAS_MAJORITY:
        memset(count, 0, sizeof count);
        for (i = 0; i < L; i++) if (++count[q[i]] > L / 2) return 1;
        return 0;
    case NN_PATTERN_VOWEL_CONSONANT:
        for (i = 1; i < L; i++) if (s->is_vowel[q[i]] == s->is_vowel[q[i - 1]]) return 0;
        return 1;
    case NN_PATTERN_FIRST_LAST_MATCH: return q[0] == q[L - 1];
    case NN_PATTERN_MOUNTAIN:
        for (i = 1; i < L && q[i] >= q[i - 1]; i++) { }
        for (; i < L; i++) if (q[i] > q[i - 1]) return 0;
        return 1;
    case NN_PATTERN_COUNT: break;
    }
    return 0;
}
NN_DEF nn_count nn_pattern_size(const nn_pattern_space *s, nn_pattern_use u)
{
    const unsigned V = s->vocab, L = s->length;
    nn_count n = nni_count(0);
    unsigned i;
    switch (u.id) {
    case NN_PATTERN_ALL_SAME:        return s->power[1];
    case NN_PATTERN_PALINDROME:      return s->power[(L + 1) / 2];
    case NN_PATTERN_SORTED_ASCENDING: case NN_PATTERN_INCREASING_PAIRS:
    case NN_PATTERN_SORTED_DESCENDING: case NN_PATTERN_DECREASING_PAIRS:
        return nni_count(s->choose[V + L - 1][L]);                       /* multisets of L tokens */
    case NN_PATTERN_ALTERNATING:     return nni_count((uint64_t)V * (V - 1));
    case NN_PATTERN_CONTAINS_ABC:    return s->abc[0][L];
    case NN_PATTERN_STARTS_WITH:
    case NN_PATTERN_ENDS_WITH: return u.token < 0 ? s->power[L] : s->power[L - 1];
    case NN_PATTERN_NO_REPEATS:
        if (L > V) return n;
        for (n = nni_count(1), i = 0; i < L; i++) n = nni_count_mul(n, V - i);
        return n;
    case NN_PATTERN_HAS_MAJORITY:    return nni_count_mul(nni_count(s->majority), V);
    case NN_PATTERN_VOWEL_CONSONANT: return nni_count_add(s->side[0][L], s->side[1][L]);
    case NN_PATTERN_FIRST_LAST_MATCH: return s->power[L - 1];
    case NN_PATTERN_MOUNTAIN:
        for (i = 0; i < V; i++) n = nni_count_add(n, s->up[L - 1][i]);
        return n;
    case NN_PATTERN_COUNT: break;
    }
    return n;
}
/* seq [n] = the digits of r to base b, most significant first */
NNI_FN void nni_digits(nn_count r, unsigned b, uint8_t *seq, size_t n)
{
    while (n) seq[--n] = (uint8_t)nni_count_div(&r, b);
}
NN_DEF void nn_pattern_unrank(const nn_pattern_space *s, nn_pattern_use u, nn_count r, uint8_t *q)
{
    const unsigned V = s->vocab, L = s->length;
    unsigned i, t, state, k;
    nn_count c;
    NN_ASSERT(nni_count_less(r, nn_pattern_size(s, u)));
    switch (u.id) {
    case NN_PATTERN_ALL_SAME:
        memset(q, (int)r.lo, L);
        return;
    case NN_PATTERN_PALINDROME:
        nni_digits(r, V, q, (L + 1) / 2);
        for (i = 0; i < L / 2; i++) q[L - 1 - i] = q[i];
        return;
    case NN_PATTERN_SORTED_ASCENDING: case NN_PATTERN_INCREASING_PAIRS:
        /* after t, C(rest + V-1-t, rest) multisets of the tokens >= t */
        for (i = 0, t = 0; i < L; i++) {
            while (r.lo >= s->choose[L - 1 - i + V - 1 - t][L - 1 - i]) {
                r.lo -= s->choose[L - 1 - i + V - 1 - t][L - 1 - i];
                t++;
            }
            q[i] = (uint8_t)t;
        }
        return;
    case NN_PATTERN_SORTED_DESCENDING: case NN_PATTERN_DECREASING_PAIRS:
        for (i = 0; i < L; i++) {
            for (t = 0; r.lo >= s->choose[L - 1 - i + t][L - 1 - i]; t++)
                r.lo -= s->choose[L - 1 - i + t][L - 1 - i];
            q[i] = (uint8_t)t;
        }
        return;
    case NN_PATTERN_ALTERNATING:
        t = (unsigned)(r.lo % (V - 1));
        q[0] = (uint8_t)(r.lo / (V - 1));
        q[1] = (uint8_t)(t + (t >= q[0]));
        for (i = 2; i < L; i++) q[i] = q[i - 2];
        return;
    case NN_PATTERN_CONTAINS_ABC:
        for (i = 0, state = 0; i < L; i++) {
            if (state == 3) { nni_digits(r, V, q + i, L - i); return; }
            for (t = 0; t + 1 < V; t++) {
                c = s->abc[nni_abc_next(state, t)][L - 1 - i];
                if (nni_count_less(r, c)) break;
                r = nni_count_sub(r, c);
            }
            q[i] = (uint8_t)t;
            state = nni_abc_next(state, t);
        }
        return;
    case NN_PATTERN_STARTS_WITH:
        if (u.token < 0) { nni_digits(r, V, q, L); return; }
        q[0] = (uint8_t)u.token;
        nni_digits(r, V, q + 1, L - 1);
        return;
    case NN_PATTERN_ENDS_WITH:
        if (u.token < 0) { nni_digits(r, V, q, L); return; }
        nni_digits(r, V, q, L - 1);
        q[L - 1] = (uint8_t)u.token;
        return;
    case NN_PATTERN_NO_REPEATS: {
        uint32_t used = 0;
        /* place i chooses among V - i tokens */
        for (i = L; i-- > 0; ) q[i] = (uint8_t)nni_count_div(&r, V - i);
        for (i = 0; i < L; i++) {
            for (t = 0, k = q[i]; ; t++) if (!(used >> t & 1u) && k-- == 0) break;
            q[i] = (uint8_t)t;
            used |= 1u << t;
        }
        return; }
    case NN_PATTERN_HAS_MAJORITY: {
        uint64_t x = r.lo, place;
        uint8_t rest[NN_PATTERN_LENGTH_MAX];
        unsigned token, n = 0;
        c = r;
        for (token = 0; !nni_count_less(c, nni_count(s->majority)); token++)
            c = nni_count_sub(c, nni_count(s->majority));
        x = c.lo;
        for (k = L / 2 + 1; x >= s->choose[L][k] * s->others[L - k]; k++)
            x -= s->choose[L][k] * s->others[L - k];
        place = x / s->others[L - k];
        nni_digits(nni_count(x % s->others[L - k]), V - 1, rest, L - k);
        for (i = 0; i < L; i++) {                      /* which k of the L places, in lexicographic order */
            uint64_t with = k ? s->choose[L - 1 - i][k - 1] : 0;
            if (place < with) { q[i] = (uint8_t)token; k--; }
            else { place -= with; q[i] = (uint8_t)(rest[n] + (rest[n] >= token)); n++; }
        }
        return; }
    case NN_PATTERN_VOWEL_CONSONANT:
        for (t = 0; ; t++) {
            c = s->side[!s->is_vowel[t]][L - 1];
            if (nni_count_less(r, c)) break;
            r = nni_count_sub(r, c);
        }
        q[0] = (uint8_t)t;
        for (i = L; i-- > 1; ) {
            unsigned v = s->is_vowel[t] ^ (i & 1u);
            q[i] = s->letters[v][nni_count_div(&r, v ? s->n_vowels : V - s->n_vowels)];
        }
        return;
    case NN_PATTERN_FIRST_LAST_MATCH:
        nni_digits(r, V, q, L - 1);
        q[L - 1] = q[0];
        return;
    case NN_PATTERN_MOUNTAIN: {
        int down = 0;
        for (i = 0; i < L; i++) {
            const unsigned last = i ? q[i - 1] : 0;
            for (t = 0; t + 1 < V; t++) {
                c = down || t < last ? nni_count(s->choose[L - 1 - i + t][L - 1 - i]) : s->up[L - 1 - i][t];
                if (nni_count_less(r, c)) break;
                r = nni_count_sub(r, c);
            }
            q[i] = (uint8_t)t;
            if (t < last) down = 1;
        }
        return; }
    case NN_PATTERN_COUNT: break;
    }
}
NN_DEF void nn_pattern_draw(const nn_pattern_space *s, nn_pattern_use u, nn_rng *rng, uint8_t *seq)
{
    nn_pattern_unrank(s, u, nni_count_below(rng, nn_pattern_size(s, u)), seq);
}
NN_DEF int nn_pattern_within(const nn_pattern_space *s, nn_pattern_use a, nn_pattern_use b)
{
    const int odd = (int)(s->length & 1u), empty = a.id == NN_PATTERN_NO_REPEATS && s->length > s->vocab;
    const nn_pattern p = nn_pattern_set_of(a.id), q = nn_pattern_set_of(b.id);
    if (empty || (nn_pattern_has_token(q) && b.token < 0)) return 1;
    if (p == q) return !nn_pattern_has_token(p) || a.token == b.token;
    if (nn_pattern_has_token(p)) return 0;
    if (p == NN_PATTERN_ALL_SAME)
        return q == NN_PATTERN_PALINDROME || q == NN_PATTERN_SORTED_ASCENDING ||
               q == NN_PATTERN_SORTED_DESCENDING || q == NN_PATTERN_HAS_MAJORITY ||
               q == NN_PATTERN_FIRST_LAST_MATCH || q == NN_PATTERN_MOUNTAIN;
    if (p == NN_PATTERN_PALINDROME) return q == NN_PATTERN_FIRST_LAST_MATCH;
    if (p == NN_PATTERN_SORTED_ASCENDING || p == NN_PATTERN_SORTED_DESCENDING)
        return q == NN_PATTERN_MOUNTAIN;
    if (p == NN_PATTERN_ALTERNATING)
        return odd && (q == NN_PATTERN_PALINDROME || q == NN_PATTERN_FIRST_LAST_MATCH ||
                       q == NN_PATTERN_HAS_MAJORITY);
    return 0;
}
NN_DEF size_t nn_pattern_universe(nn_pattern_use out[NN_PATTERN_UNIVERSE_MAX],
                                  const nn_pattern_space *s)
{
    size_t n = 0;
    int id, token;
    for (id = 0; id < (int)NN_PATTERN_COUNT; id++) {
        nn_pattern_use u;
        nn_count size;
        u.id = (nn_pattern)id;
        u.token = -1;
        size = nn_pattern_size(s, u);
        if (nn_pattern_set_of(u.id) != u.id || (!size.hi && !size.lo)) continue;
        if (!nn_pattern_has_token(u.id)) out[n++] = u;
        else
            for (token = 0; token < (int)s->vocab; token++) {
                u.token = token;
                out[n++] = u;
            }
    }
    return n;
}
NN_DEF const char *nn_pattern_seq_text(const nn_pattern_space *s, const uint8_t *seq, char *buf)
{
    unsigned i;
    for (i = 0; i < s->length; i++) buf[i] = (char)('A' + seq[i]);
    buf[i] = 0;
    return buf;
}
NN_DEF int nn_pattern_seq_parse(const nn_pattern_space *s, const char *text, uint8_t *seq)
{
    unsigned i;
    for (i = 0; i < s->length; i++) {
        if (text[i] < 'A' || text[i] >= (char)('A' + (int)s->vocab)) return 0;
        seq[i] = (uint8_t)(text[i] - 'A');
    }
    return text[i] == 0;
}

/* ---- train and held-out part -------------------------------------------- */
NNI_FN nn_count nni_pattern_index(const nn_pattern_space *s, const uint8_t *seq)
{
    nn_count r = nni_count(0);
    uint64_t x = 0;
    unsigned i, n = s->length < 13 ? s->length : 13;              /* 26^13 fits one word */
    for (i = 0; i < n; i++) x = x * s->vocab + seq[i];
    for (r.lo = x; i < s->length; i++) r = nni_count_add(nni_count_mul(r, s->vocab), nni_count(seq[i]));
    return r;
}
NNI_FN uint64_t nni_pattern_hash(const nn_pattern_parts *p, nn_count index)
{
    nn_rng r = nn_rng_make(p->key + index.hi * 0x9E3779B97F4A7C15u, NN_STREAM_MEMBER, index.lo);
    return nn_rng_u64(&r);
}
NNI_FN int nni_pattern_part_of(const nn_pattern_parts *p, nn_count index)
{
    size_t i;
    uint64_t hash;
    for (i = 0; i < p->n_forced; i++)
        if (p->forced[i].lo == index.lo && p->forced[i].hi == index.hi) return p->forced_held[i];
    hash = nni_pattern_hash(p, index);
    if (hash >> 62 == 0) return 1;
    /* the bits below the two that held nothing out, as a number in [0, 1) */
    return p->validation > 0 && (double)(hash << 2 >> 11) * 1.1102230246251565e-16 < p->validation ? 2 : 0;
}
/* Sets with fewer than 40 sequences that are not done yet: the smallest, or -1. */
NNI_FN int nni_pattern_smallest(const nn_pattern_space *s, const uint8_t *done, uint64_t *size)
{
    int best = -1, k;
    *size = 40;
    for (k = 0; k < (int)NN_PATTERN_COUNT; k++) {
        nn_pattern_use u;
        nn_count c;
        u.id = (nn_pattern)k;
        u.token = -1;
        c = nn_pattern_size(s, u);
        if (!done[k] && c.hi == 0 && c.lo > 0 && c.lo < *size) {
            best = k;
            *size = c.lo;
        }
    }
    return best;
}
/* One small set of n < 40 sequences: its members that no smaller set has settled take the parts
 * that are still short of their counts, in the order of their hashes. */
NNI_FN void nni_pattern_settle(nn_pattern_parts *p, const nn_pattern_space *s, nn_pattern_use u,
                               size_t n)
{
    nn_count index[40];
    uint64_t hash[40];
    size_t want[3], open = 0, i, j;
    uint8_t seq[NN_PATTERN_LENGTH_MAX];
    want[1] = n / 4 > 2 ? n / 4 : 2;
    if (want[1] > n) want[1] = n;
    want[2] = (size_t)(p->validation * (double)(n - want[1]) + 0.5);
    if (want[2] < 1 && n > want[1] + 1) want[2] = 1;
    for (i = 0; i < n; i++) {
        nn_count at;
        uint64_t h;
        nn_pattern_unrank(s, u, nni_count(i), seq);
        at = nni_pattern_index(s, seq);
        for (j = 0; j < p->n_forced; j++)
            if (p->forced[j].lo == at.lo && p->forced[j].hi == at.hi) break;
        if (j < p->n_forced) {
            if (want[p->forced_held[j]] > 0 && p->forced_held[j] > 0) want[p->forced_held[j]]--;
            continue;
        }
        h = nni_pattern_hash(p, at);
        for (j = open++; j > 0 && hash[j - 1] > h; j--) {
            hash[j] = hash[j - 1];
            index[j] = index[j - 1];
        }
        hash[j] = h;
        index[j] = at;
    }
    for (i = 0; i < open && p->n_forced < NN_PATTERN_FORCED_MAX; i++) {
        const int part = want[1] ? 1 : want[2] ? 2 : 0;
        if (part) want[part]--;
        p->forced[p->n_forced] = index[i];
        p->forced_held[p->n_forced++] = (uint8_t)part;
    }
}
NN_DEF void nn_pattern_parts_three(nn_pattern_parts *p, const nn_pattern_space *s, uint64_t seed,
                                   double validation)
{
    uint8_t done[NN_PATTERN_COUNT] = NN_ZERO;
    uint64_t n;
    int k;
    memset(p, 0, sizeof *p);
    p->key = seed;
    p->validation = validation;
    while ((k = nni_pattern_smallest(s, done, &n)) >= 0) {
        nn_pattern_use u;
        u.id = (nn_pattern)k;
        u.token = -1;
        done[k] = 1;
        nni_pattern_settle(p, s, u, (size_t)n);
    }
}
NN_DEF void nn_pattern_parts_make(nn_pattern_parts *p, const nn_pattern_space *s, uint64_t seed)
{
    uint8_t done[NN_PATTERN_COUNT] = NN_ZERO, seq[NN_PATTERN_LENGTH_MAX];
    memset(p, 0, sizeof *p);
    p->key = seed;
    /* small sets, the smallest first: a set inside another settles before it */
    for (;;) {
        nn_pattern_use u;
        uint64_t n, i;
        const int best = nni_pattern_smallest(s, done, &n);
        int part;
        if (best < 0) return;
        done[best] = 1;
        u.id = (nn_pattern)best;
        u.token = -1;
        for (part = 1; part >= 0; part--)
            for (;;) {
                uint64_t have = 0, low = UINT64_MAX;
                nn_count move = NN_ZERO;
                int found = 0;
                for (i = 0; i < n; i++) {
                    nn_count index;
                    size_t j;
                    nn_pattern_unrank(s, u, nni_count(i), seq);
                    index = nni_pattern_index(s, seq);
                    if (nni_pattern_part_of(p, index) == part) { have++; continue; }
                    for (j = 0; j < p->n_forced; j++)
                        if (p->forced[j].lo == index.lo && p->forced[j].hi == index.hi) break;
                    if (j < p->n_forced) continue;                       /* settled by a smaller set */
                    if (nni_pattern_hash(p, index) <= low) {
                        low = nni_pattern_hash(p, index);
                        move = index;
                        found = 1;
                    }
                }
                if (have >= 2 || !found || p->n_forced == NN_PATTERN_FORCED_MAX) break;
                p->forced[p->n_forced] = move;
                p->forced_held[p->n_forced++] = (uint8_t)part;
            }
    }
}
NN_DEF int nn_pattern_held_out(const nn_pattern_parts *p, const nn_pattern_space *s, const uint8_t *seq)
{
    return nni_pattern_part_of(p, nni_pattern_index(s, seq)) == 1;
}
NN_DEF int nn_pattern_part(const nn_pattern_parts *p, const nn_pattern_space *s, const uint8_t *seq)
{
    return nni_pattern_part_of(p, nni_pattern_index(s, seq));
}

/* ---- the original's pools ----------------------------------------------- */
NN_DEF nn_status nn_pattern_pools_make(nn_pattern_pools *out, const nn_pattern_space *s,
                                       const nn_alloc *alloc, nn_error *err)
{
    static const uint16_t cap[NN_PATTERN_COUNT] = { 7,   250,  181, 181, 14,  1010, 1010, 1010,
                                                    514, 1010, 181, 181, 710, 1010, 1010 };
    nn_pattern_pools p = NN_ZERO;
    const size_t L = s->length;
    size_t k, i, total = 0;
    uint8_t done[NN_PATTERN_COUNT] = NN_ZERO;
    for (k = 0; k < NN_PATTERN_COUNT; k++) total += cap[k];
    if (alloc) p.alloc = *alloc;
    p.bytes = total * L;
    p.seqs = (uint8_t *)nn_mem_alloc(p.bytes, &p.alloc);
    if (!p.seqs)
        return nn_error_set(err, NN_E_NOMEM, "nn_pattern_pools_make: out of memory, %zu bytes wanted",
                        p.bytes);
    for (;;) {
        nn_pattern_use u, all;
        nn_count rank = nni_count(0), size;
        size_t best = NN_PATTERN_COUNT;
        uint8_t *q;
        for (k = 0; k < NN_PATTERN_COUNT; k++)
            if (!done[k] && (best == NN_PATTERN_COUNT || cap[k] < cap[best])) best = k;
        if (best == NN_PATTERN_COUNT) break;
        done[best] = 1;
        u.id = (nn_pattern)best;
        u.token = -1;
        /* has_majority is not unranked in lexicographic order: its members are picked out of all
         * sequences, which begin
         * densely with it (AAAA...) */
        all.id = u.id == NN_PATTERN_HAS_MAJORITY ? NN_PATTERN_STARTS_WITH : u.id;
        all.token = -1;
        size = nn_pattern_size(s, all);
        p.first[best] = p.total;
        for (; nni_count_less(rank, size) && p.count[best] < cap[best];
             rank = nni_count_add(rank, nni_count(1))) {
            q = p.seqs + p.total * L;
            nn_pattern_unrank(s, all, rank, q);
            if (!nn_pattern_match(s, u, q)) continue;
            for (i = 0; i < p.total; i++) if (memcmp(p.seqs + i * L, q, L) == 0) break;
            if (i < p.total) continue;
            p.total++;
            p.count[best]++;
        }
    }
    *out = p;
    return NN_OK;
}
NN_DEF void nn_pattern_pools_free(nn_pattern_pools *p)
{
    nn_pattern_pools zero = NN_ZERO;
    nn_mem_free(p->seqs, p->bytes, &p->alloc);
    *p = zero;
}

/* ---- choosing patterns and making sets ---------------------------------- */
NN_DEF nn_status nn_pattern_choose(nn_pattern_use *out, size_t *n_out, const nn_pattern_space *s,
                                   const nn_pattern *enabled, size_t n_enabled, size_t min,
                                   size_t max, int any_token, nn_rng *rng, nn_error *err)
{
    nn_pattern have[NN_PATTERN_COUNT];
    uint32_t seen = 0;
    size_t n = 0, i, j, k;
    for (i = 0; i < n_enabled; i++) {
        nn_pattern_use u;
        nn_count c;
        u.id = enabled[i];
        u.token = -1;
        if ((int)u.id < 0 || u.id >= NN_PATTERN_COUNT)
            return nn_error_set(err, NN_E_ARG, "nn_pattern_choose: unknown pattern %d", (int)u.id);
        c = nn_pattern_size(s, u);
        if (!c.hi && !c.lo)
            return nn_error_set(
                err, NN_E_ARG,
                "nn_pattern_choose: pattern '%s' has no sequence of length %u over %u letters",
                nn_pattern_name(u.id), s->length, s->vocab);
        if (any_token ? seen >> u.id & 1u : seen >> nn_pattern_set_of(u.id) & 1u) continue;
        seen |= 1u << (any_token ? u.id : nn_pattern_set_of(u.id));
        have[n++] = u.id;
    }
    if (max > n) max = n;
    if (min < 1 || min > max)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pattern_choose: min patterns %zu, expected 1 to %zu (different sets "
                        "enabled, or the maximum asked for)",
                        min, max);
    k = min + (size_t)nn_rng_below(rng, max - min + 1);
    for (i = 0; i < k; i++) {                          /* the first k of a shuffle, then in order of id */
        nn_pattern t = have[i];
        j = i + (size_t)nn_rng_below(rng, n - i);
        have[i] = have[j];
        have[j] = t;
    }
    for (i = 0; i < k; i++) {
        nn_pattern t = have[i];
        for (j = i; j > 0 && have[j - 1] > t; j--) have[j] = have[j - 1];
        have[j] = t;
    }
    for (i = 0; i < k; i++) {
        out[i].id = have[i];
        out[i].token = !any_token && nn_pattern_has_token(have[i]) ? (int)nn_rng_below(rng, s->vocab) : -1;
    }
    *n_out = k;
    return NN_OK;
}
NN_DEF void nn_pattern_sizes(size_t *each, size_t *negatives, size_t k, size_t min_each,
                             double ratio, size_t total, size_t max_total)
{
    /* 1e-9: decimals as the user meant them */
    size_t e = k ? (size_t)((double)total / (1.0 + ratio) + 1e-9) / k : 0, n;
    if (e < min_each) e = min_each;
    n = (size_t)((double)(k * e) * ratio + 1e-9);
    if (k * e >= max_total) n = 0;
    else if (n > max_total - k * e) n = max_total - k * e;
    *each = e;
    *negatives = n;
}
NN_DEF void nn_pattern_set_free(nn_pattern_set *s)
{
    nn_tensor_free(&s->tokens);
    nn_tensor_free(&s->label);
    nn_tensor_free(&s->source);
}
NN_DEF nn_status nn_pattern_set_make(nn_pattern_set *out, const nn_pattern_set_desc *d, nn_error *err)
{
    nn_pattern_set r = NN_ZERO;
    nn_pattern_use any;
    nn_status st;
    nn_rng rng = nn_rng_make(d->seed, NN_STREAM_PATTERN, d->index);
    size_t n, L, p, i, row = 0, shape[2];
    uint8_t *seq;
    float *label;
    int32_t *source;
    if ((st = nn_arithmetic_check("nn_pattern_set_make", err)) != NN_OK) return st;
    if (!d->space || !d->patterns || !d->n_patterns || d->only > d->n_patterns)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pattern_set_make: a space and at least one pattern are needed");
    L = d->space->length;
    if (!nn_size_mul(d->only ? 1 : d->n_patterns, d->each, &n) || !nn_size_add(n, d->negatives, &n))
        return nn_error_set(err, NN_E_NOMEM, "nn_pattern_set_make: size overflows");
    shape[0] = n;
    shape[1] = L;
    if ((st = nn_tensor_raw(&r.tokens, NN_U8, 0, 2, shape, &d->alloc, err)) != NN_OK ||
        (st = nn_tensor_raw(&r.label, NN_F32, 0, 1, shape, &d->alloc, err)) != NN_OK ||
        (st = nn_tensor_raw(&r.source, NN_I32, 0, 1, shape, &d->alloc, err)) != NN_OK) {
        nn_pattern_set_free(&r);
        return st;
    }
    seq = (uint8_t *)r.tokens.data;
    label = (float *)r.label.data;
    source = (int32_t *)r.source.data;
    for (p = 0; p < d->n_patterns; p++) {
        const nn_pattern_use u = d->patterns[p];
        nn_count size;
        if (d->only && d->only != p + 1) continue;
        size = nn_pattern_size(d->space, u);
        if ((!size.hi && !size.lo) || (d->pools && !d->pools->count[u.id])) {
            nn_pattern_set_free(&r);
            return nn_error_set(
                err, NN_E_ARG,
                "nn_pattern_set_make: pattern '%s' has no sequence of length %u over %u letters",
                nn_pattern_name(u.id), d->space->length, d->space->vocab);
        }
        for (i = 0; i < d->each; i++, row++, seq += L) {
            if (d->pools)
                memcpy(seq,
                       d->pools->seqs + (d->pools->first[u.id] +
                                         (size_t)nn_rng_below(&rng, d->pools->count[u.id])) *
                                            L,
                       L);
            else do nn_pattern_unrank(d->space, u, nni_count_below(&rng, size), seq);
                 while (d->parts && nn_pattern_held_out(d->parts, d->space, seq) != (d->held_out != 0));
            label[row] = 1.0f;
            source[row] = (int32_t)p;
        }
    }
    any.id = NN_PATTERN_STARTS_WITH;
    any.token = -1;
    for (i = 0; i < d->negatives; i++, row++, seq += L) {
        size_t tries = 0;
        for (;;) {
            nn_pattern_draw(d->space, any, &rng, seq);
            if (d->loose_negatives) break;
            for (p = 0; p < d->n_patterns && !nn_pattern_match(d->space, d->patterns[p], seq); p++) { }
            if (p == d->n_patterns &&
                (!d->parts || nn_pattern_held_out(d->parts, d->space, seq) == (d->held_out != 0)))
                break;
            if (++tries >= 1000000) {
                nn_pattern_set_free(&r);
                return nn_error_set(err, NN_E_LIMIT,
                                "nn_pattern_set_make: no negative found, the chosen patterns cover "
                                "(nearly) every sequence");
            }
        }
        label[row] = 0.0f;
        source[row] = -1;
    }
    *out = r;
    return NN_OK;
}
/* ---- sets without repeats ----------------------------------------------- */
/* The indices of the sequences that are in the set already: open addressing, at most half full. */
typedef struct nni_pattern_seen { nn_count *slot; uint8_t *used; size_t mask; } nni_pattern_seen;
/* 1 = it is new (and is in now). */
NNI_FN int nni_pattern_add(nni_pattern_seen *t, nn_count index)
{
    uint64_t h = (index.lo ^ (index.hi * 0x9E3779B97F4A7C15u)) * 0xD1342543DE82EF95u;
    size_t i = (size_t)(h >> 20) & t->mask;
    for (; t->used[i]; i = (i + 1) & t->mask)
        if (t->slot[i].lo == index.lo && t->slot[i].hi == index.hi) return 0;
    t->used[i] = 1;
    t->slot[i] = index;
    return 1;
}
typedef struct nni_pattern_maker {
    const nn_pattern_set_desc *d;
    nn_rng rng;
    nni_pattern_seen seen;
    uint32_t *rank;                     /* [most + 1]: places of a small part */
    size_t most;
    nn_pattern_use all[NN_PATTERN_UNIVERSE_MAX];
    size_t n_all;
} nni_pattern_maker;
NNI_FN int nni_pattern_wanted(const nni_pattern_maker *m, const uint8_t *seq)
{
    return !m->d->parts || nn_pattern_part(m->d->parts, m->d->space, seq) == m->d->held_out;
}
/* All of a small pattern's sequences that are wanted and new: their ranks in rank; n of them. */
NNI_FN size_t nni_pattern_pool(nni_pattern_maker *m, nn_pattern_use u, size_t size, int whole)
{
    uint8_t seq[NN_PATTERN_LENGTH_MAX];
    size_t i, n = 0;
    for (i = 0; i < size; i++) {
        nn_pattern_unrank(m->d->space, u, nni_count(i), seq);
        if (!whole && !nni_pattern_wanted(m, seq)) continue;
        if (nni_pattern_add(&m->seen, nni_pattern_index(m->d->space, seq))) m->rank[n++] = (uint32_t)i;
    }
    return n;
}
/* Rows of pattern u at seq; returns how many, *distinct of them different. */
NNI_FN size_t nni_pattern_positives(nni_pattern_maker *m, nn_pattern_use u, uint8_t *seq,
                                    size_t *distinct)
{
    const nn_pattern_space *s = m->d->space;
    const nn_count size = nn_pattern_size(s, u);
    const size_t each = m->d->each, L = s->length;
    const int small = size.hi == 0 && size.lo <= m->most,
              whole = size.hi == 0 && size.lo < m->d->whole_below;
    size_t i, j, n;
    *distinct = 0;
    if (!small) {
        size_t tries = 0;
        for (i = 0; i < each && tries < 1000 * each; tries++) {
            nn_pattern_unrank(s, u, nni_count_below(&m->rng, size), seq + i * L);
            if (nni_pattern_wanted(m, seq + i * L) &&
                nni_pattern_add(&m->seen, nni_pattern_index(s, seq + i * L)))
                i++;
        }
        *distinct = i;
        return i;
    }
    n = nni_pattern_pool(m, u, (size_t)size.lo, whole);
    *distinct = n < each || whole ? n : each;
    for (i = 0; n > 0 && i < (whole || (n < each && !m->d->repeat) ? n : each); i++) {
        /* every round through the pool in a new order */
        if (i % n == 0)
            for (j = n; j > 1; j--) {
                const size_t k = (size_t)nn_rng_below(&m->rng, j);
                const uint32_t t = m->rank[j - 1];
                m->rank[j - 1] = m->rank[k];
                m->rank[k] = t;
            }
        nn_pattern_unrank(s, u, nni_count(m->rank[i % n]), seq + i * L);
    }
    return i;
}
NNI_FN int nni_pattern_any(const nn_pattern_set_desc *d, const uint8_t *seq)
{
    size_t p;
    for (p = 0; p < d->n_patterns; p++) if (nn_pattern_match(d->space, d->patterns[p], seq)) return 1;
    return 0;
}
/* A pattern that near negatives may come from: by name, then by token; none that lies within one of
 * the set's. 0 = the draw gave none. */
NNI_FN int nni_pattern_neighbour(nni_pattern_maker *m, nn_pattern_use *u)
{
    const nn_pattern_set_desc *d = m->d;
    size_t names[NN_PATTERN_COUNT], count[NN_PATTERN_COUNT], n = 0, i;
    for (i = 0; i < m->n_all; i++) {
        if (n && m->all[i].id == m->all[names[n - 1]].id) count[n - 1]++;
        else {
            count[n] = 1;
            names[n++] = i;
        }
    }
    i = (size_t)nn_rng_below(&m->rng, n);
    *u = m->all[names[i] + (size_t)nn_rng_below(&m->rng, count[i])];
    for (i = 0; i < d->n_patterns; i++) if (nn_pattern_within(d->space, *u, d->patterns[i])) return 0;
    return 1;
}
/* One negative at seq: 1 = there is one. */
NNI_FN int nni_pattern_negative(nni_pattern_maker *m, uint8_t *seq, int near, int *is_new)
{
    const nn_pattern_set_desc *d = m->d;
    size_t tries, found = 0;
    nn_pattern_use u;
    u.id = NN_PATTERN_STARTS_WITH;
    for (tries = 0; tries < 1000000 && found < 1000; tries++) {
        u.token = -1;
        if (near && tries < 200) {
            if (!nni_pattern_neighbour(m, &u)) continue;
        } else u.id = NN_PATTERN_STARTS_WITH;
        nn_pattern_draw(d->space, u, &m->rng, seq);
        if (nni_pattern_any(d, seq) || !nni_pattern_wanted(m, seq)) continue;
        found++;
        *is_new = nni_pattern_add(&m->seen, nni_pattern_index(d->space, seq));
        if (*is_new) return 1;
    }
    return found > 0 && d->repeat;
}
NNI_FN nn_status nni_pattern_fill(nni_pattern_maker *m, nn_pattern_set *r, size_t *n_rows,
                                  nn_error *err)
{
    const nn_pattern_set_desc *d = m->d;
    const size_t L = d->space->length;
    uint8_t *seq = (uint8_t *)r->tokens.data, *to = seq;
    float *label = (float *)r->label.data;
    int32_t *source = (int32_t *)r->source.data;
    uint8_t done[NN_PATTERN_COUNT] = NN_ZERO;
    size_t p, i, n = 0, round;
    for (round = 0; round < d->n_patterns; round++) {          /* the smallest first */
        size_t best = d->n_patterns;
        for (p = 0; p < d->n_patterns; p++)
            if (!done[p] && (!d->only || d->only == p + 1) &&
                (best == d->n_patterns ||
                 nni_count_less(nn_pattern_size(d->space, d->patterns[p]),
                                nn_pattern_size(d->space, d->patterns[best]))))
                best = p;
        if (best == d->n_patterns) break;
        done[best] = 1;
        r->rows[best] = nni_pattern_positives(
            m, d->patterns[best], seq + (d->only ? 0 : best) * m->most * L, &r->distinct[best]);
        if (!r->rows[best])
            return nn_error_set(err, NN_E_LIMIT,
                            "nn_pattern_set_distinct: pattern '%s' has no sequence left in this "
                            "part of the space",
                            nn_pattern_name(d->patterns[best].id));
    }
    for (p = 0; p < d->n_patterns; p++) {                      /* side by side */
        memmove(to, seq + (d->only ? 0 : p) * m->most * L, r->rows[p] * L);
        to += r->rows[p] * L;
        for (i = 0; i < r->rows[p]; i++, n++) {
            label[n] = 1.0f;
            source[n] = (int32_t)p;
        }
    }
    for (i = 0; i < d->negatives; i++, n++, to += L) {
        int is_new = 0;
        if (!nni_pattern_negative(m, to, i < d->near_negatives, &is_new)) break;
        r->distinct[NN_PATTERN_COUNT] += (size_t)is_new;
        label[n] = 0.0f;
        source[n] = -1;
    }
    r->rows[NN_PATTERN_COUNT] = i;
    if (d->negatives && !i)
        return nn_error_set(err, NN_E_LIMIT,
                        "nn_pattern_set_distinct: no negative found, the chosen patterns cover "
                        "(nearly) every sequence");
    *n_rows = n;
    return NN_OK;
}
NN_DEF nn_status nn_pattern_set_distinct(nn_pattern_set *out, const nn_pattern_set_desc *d,
                                         nn_error *err)
{
    nn_pattern_set r = NN_ZERO;
    nni_pattern_maker m = NN_ZERO;
    size_t n, bytes, slots = 16, shape[2];
    void *block;
    nn_status st;
    if ((st = nn_arithmetic_check("nn_pattern_set_distinct", err)) != NN_OK) return st;
    if (!d->space || !d->patterns || !d->n_patterns || d->n_patterns > NN_PATTERN_COUNT ||
        d->only > d->n_patterns)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pattern_set_distinct: a space and 1 to %d patterns are needed",
                        (int)NN_PATTERN_COUNT);
    m.d = d;
    m.rng = nn_rng_make(d->seed, NN_STREAM_PATTERN, d->index);
    m.n_all = nn_pattern_universe(m.all, d->space);
    /* a part of a pattern with more than 8 `each` sequences holds `each` of them without listing */
    if (!nn_size_mul(d->each, 8, &m.most)) m.most = SIZE_MAX;
    if (m.most < d->whole_below) m.most = d->whole_below;
    if (!nn_size_mul(d->only ? 1 : d->n_patterns, m.most, &n) || !nn_size_add(n, d->negatives, &n) ||
        n > SIZE_MAX / 128)
        return nn_error_set(err, NN_E_NOMEM, "nn_pattern_set_distinct: size overflows");
    while (slots < 2 * n) slots *= 2;
    m.seen.mask = slots - 1;
    bytes = slots * (sizeof(nn_count) + 1) + (m.most + 1) * sizeof *m.rank;
    shape[0] = n;
    shape[1] = d->space->length;
    block = nn_mem_alloc(bytes, &d->alloc);
    if (!block)
        return nn_error_set(err, NN_E_NOMEM, "nn_pattern_set_distinct: out of memory for %zu rows", n);
    memset(block, 0, bytes);
    m.seen.slot = (nn_count *)block;
    m.rank = (uint32_t *)(void *)(m.seen.slot + slots);
    m.seen.used = (uint8_t *)(m.rank + m.most + 1);
    if ((st = nn_tensor_raw(&r.tokens, NN_U8, 0, 2, shape, &d->alloc, err)) == NN_OK &&
        (st = nn_tensor_raw(&r.label, NN_F32, 0, 1, shape, &d->alloc, err)) == NN_OK)
        st = nn_tensor_raw(&r.source, NN_I32, 0, 1, shape, &d->alloc, err);
    if (st == NN_OK) st = nni_pattern_fill(&m, &r, &n, err);
    nn_mem_free(block, bytes, &d->alloc);
    if (st != NN_OK) {
        nn_pattern_set_free(&r);
        return st;
    }
    r.tokens.shape[0] = r.label.shape[0] = r.source.shape[0] = n;
    *out = r;
    return NN_OK;
}
NN_DEF nn_status nn_pattern_corrupt(float *label, const int32_t *source, size_t rows,
                                    int32_t target, double rate, uint64_t seed, uint64_t index,
                                    size_t *n_rows, size_t *n_flipped, const nn_alloc *alloc,
                                    nn_error *err)
{
    nn_rng rng = nn_rng_make(seed, NN_STREAM_NOISE, index);
    size_t *idx, n = 0, flip, i, bytes;
    if (!(rate >= 0.0 && rate <= 1.0))
        return nn_error_set(err, NN_E_ARG, "nn_pattern_corrupt: rate, expected 0 to 1, got %g", rate);
    if (!nn_size_mul(rows ? rows : 1, sizeof *idx, &bytes) ||
        (idx = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_pattern_corrupt: out of memory for %zu rows", rows);
    for (i = 0; i < rows; i++) if (source[i] == target) idx[n++] = i;
    flip = (size_t)(rate * (double)n + 1e-9);       /* 0.29 of 100 is 29 */
    if (flip > n) flip = n;
    for (i = 0; i < flip; i++) {
        size_t j = i + (size_t)nn_rng_below(&rng, n - i), t = idx[j];
        idx[j] = idx[i];
        idx[i] = t;
        label[t] = 1.0f - label[t];
    }
    if (n_rows) *n_rows = n;
    if (n_flipped) *n_flipped = flip;
    nn_mem_free(idx, bytes, alloc);
    return NN_OK;
}

/* ---- [FAIR] ------------------------------------------------------------- */
NN_DEF nn_fair_desc nn_fair_desc_default(void)
{
    nn_fair_desc d = NN_ZERO;
    d.n_tasks = 100;
    d.seed = 42;
    d.samples_lo = 100;
    d.samples_hi = 10000;
    d.features_lo = 5;
    d.features_hi = 20;
    d.noise_lo = 0.0;
    d.noise_hi = 0.3;
    d.group_lo = 0.1;
    d.group_hi = 0.9;
    d.class_lo = 0.2;
    d.class_hi = 0.8;
    d.sep_lo = 0.5;
    d.sep_hi = 2.0;
    d.bias_share = 0.7;
    d.test_size = 0.3;
    return d;
}
NNI_FN void nni_fair_part_free(nn_fair_part *p)
{
    nn_tensor_free(&p->x);
    nn_tensor_free(&p->y);
    nn_tensor_free(&p->z);
    nn_tensor_free(&p->y_clean);
}
NN_DEF void nn_fair_task_free(nn_fair_task *t)
{
    nn_fair_task zero = NN_ZERO;
    if (!t) return;
    nni_fair_part_free(&t->train);
    nni_fair_part_free(&t->test);
    *t = zero;
}
NNI_FN nn_status nni_fair_check(const nn_fair_params *p, nn_error *err)
{
    if (p->n_samples < 20 || p->n_samples > ((size_t)1 << 31))
        return nn_error_set(err, NN_E_ARG, "nn_fair_generate: n_samples must be 20 to 2^31, got %zu",
                        p->n_samples);
    if (p->n_features < 5 || p->n_features > 4096)
        return nn_error_set(err, NN_E_ARG, "nn_fair_generate: n_features must be 5 to 4096, got %zu",
                        p->n_features);
    if (!(p->noise_rate >= 0.0 && p->noise_rate < 1.0))
        return nn_error_set(err, NN_E_ARG, "nn_fair_generate: noise_rate must be in [0, 1), got %g",
                        p->noise_rate);
    if (!(p->group_imbalance > 0.0 && p->group_imbalance < 1.0))
        return nn_error_set(err, NN_E_ARG,
                        "nn_fair_generate: group_imbalance must be in (0, 1), got %g",
                        p->group_imbalance);
    if (!(p->class_imbalance > 0.0 && p->class_imbalance < 1.0))
        return nn_error_set(err, NN_E_ARG,
                        "nn_fair_generate: class_imbalance must be in (0, 1), got %g",
                        p->class_imbalance);
    if (!(p->separability > 0.0 && p->separability <= 1e6))
        return nn_error_set(err, NN_E_ARG, "nn_fair_generate: separability must be above 0, got %g",
                        p->separability);
    return NN_OK;
}
/* the five statistics of one part, by counts */
NNI_FN void nni_fair_rates(nn_fair_part *p, int compat)
{
    const int64_t *y = nn_i64(&p->y), *z = nn_i64(&p->z), *c = nn_i64(&p->y_clean);
    size_t n = nn_tensor_count(&p->y), i, in[2] = { 0, 0 }, pos[2] = { 0, 0 }, flips = 0;
    for (i = 0; i < n; i++) {
        const int g = z[i] != 0;
        in[g]++;
        pos[g] += (size_t)y[i];
        flips += y[i] != c[i];
    }
    p->pos_rate = n ? (double)(pos[0] + pos[1]) / (double)n : nni_nan();
    p->minority_rate = n ? (double)in[1] / (double)n : nni_nan();
    p->noise_rate = n ? (double)flips / (double)n : nni_nan();
    for (i = 0; i < 2; i++)
        p->pos_rate_z[i] = in[i] ? (double)pos[i] / (double)in[i] : compat ? 0.0 : nni_nan();
    p->dp_gap = fabs(p->pos_rate_z[0] - p->pos_rate_z[1]);
}
/* gather one side of the split; X is taken over as f64 first */
typedef struct nni_fair_rows { const nn_tensor *x, *y, *z, *clean; } nni_fair_rows;
NNI_FN nn_status nni_fair_take(nn_fair_part *p, const nni_fair_rows *all, const nn_tensor *idx,
                               const nn_alloc *a, nn_error *err)
{
    nn_status s = nn_gather_rows(&p->x, all->x, idx, a, err);
    if (s == NN_OK) s = nn_gather_rows(&p->y, all->y, idx, a, err);
    if (s == NN_OK) s = nn_gather_rows(&p->z, all->z, idx, a, err);
    if (s == NN_OK) s = nn_gather_rows(&p->y_clean, all->clean, idx, a, err);
    return s;
}
NNI_FN nn_status nni_fair_to_f32(nn_tensor *x, const nn_alloc *a, nn_error *err)
{
    nn_tensor f = NN_ZERO;
    const double *from = nn_f64(x);
    size_t i, n = nn_tensor_count(x);
    nn_status s = nn_tensor_raw(&f, NN_F32, 0, x->ndim, x->shape, a, err);
    if (s != NN_OK) return s;
    for (i = 0; i < n; i++) nn_f32(&f)[i] = (float)from[i];
    nn_tensor_free(x);
    *x = f;
    return NN_OK;
}
/* Everything behind the parameters. compat: g is the suite's generator; default: rng is the task's. */
NNI_FN nn_status nni_fair_build(nn_fair_task *out, const nn_fair_params *p, uint64_t seed,
                                const nn_fair_desc *d, nn_pcg *g, nn_rng *rng, nn_error *err)
{
    const int compat = d->compat;
    const size_t n = p->n_samples, f = p->n_features;
    nn_fair_task t = NN_ZERO;
    nn_classification_desc c = nn_classification_desc_default();
    nn_split_desc sd = NN_ZERO;
    nn_scaler sc = NN_ZERO;
    nn_tensor X = NN_ZERO, y = NN_ZERO, z = NN_ZERO, noisy = NN_ZERO, tr = NN_ZERO, te = NN_ZERO;
    nni_fair_rows all;
    double weights[2];
    size_t i, j, n1 = 0, kp = 0, kn = 0, *list = NULL;
    int64_t *pick = NULL, *yy, *zz, *nz;
    size_t list_bytes, pick_bytes;
    nn_status s = nni_fair_check(p, err);
    if (s != NN_OK) return s;
    if (!nn_size_mul(n, 2 * sizeof *list, &list_bytes) || !nn_size_mul(n, sizeof *pick, &pick_bytes))
        return nn_error_set(err, NN_E_NOMEM, "nn_fair_generate: size overflows");
    c.n_samples = n;
    c.n_features = f;
    c.n_redundant = f / 4 > 1 ? f / 4 : 1;
    c.n_informative = compat ? (f / 2 > 2 ? f / 2 : 2) : f - c.n_redundant;
    c.n_repeated = 0;
    c.n_classes = 2;
    c.n_clusters_per_class = 2;
    weights[0] = 1.0 - p->class_imbalance;
    weights[1] = p->class_imbalance;
    c.weights = weights;
    c.n_weights = 2;
    c.flip_y = 0.0;
    c.class_sep = p->separability;
    c.random_state = seed & 0xFFFFFFFFu;
    c.threads = d->threads;
    c.alloc = d->alloc;
    s = nn_classification_make(&X, &y, NULL, &c, err);
    if (s == NN_OK) s = nn_tensor_make1(&z, NN_I64, n, &d->alloc, err);
    if (s == NN_OK) s = nn_tensor_copy(&noisy, &y, &d->alloc, err);
    if (s == NN_OK) {
        list = (size_t *)nn_mem_alloc(list_bytes, &d->alloc);
        pick = (int64_t *)nn_mem_alloc(pick_bytes, &d->alloc);
        if (!list || !pick)
            s = nn_error_set(err, NN_E_NOMEM, "nn_fair_generate: out of memory for %zu rows", n);
    }
    if (s != NN_OK) goto done;
    yy = nn_i64(&y);
    zz = nn_i64(&z);
    nz = nn_i64(&noisy);
    for (i = 0; i < n; i++) { if (yy[i]) list[kp++] = i; else list[n + kn++] = i; }
    n1 = kp;

    /* the group */
    if (compat && p->add_group_bias) {
        const size_t a = (size_t)((double)kp * 0.6), b = (size_t)((double)kn * 0.4);
        for (i = 0; i < n; i++) zz[i] = 1;
        if ((s = nn_pcg_choice(g, pick, kp, a, 0, &d->alloc, err)) != NN_OK) goto done;
        for (i = 0; i < a; i++) zz[list[pick[i]]] = 0;
        if ((s = nn_pcg_choice(g, pick, kn, b, 0, &d->alloc, err)) != NN_OK) goto done;
        for (i = 0; i < b; i++) zz[list[n + (size_t)pick[i]]] = 0;
    } else if (compat) {
        for (i = 0; i < n; i++) zz[i] = nn_pcg_binomial(g, 1, 1.0 - p->group_imbalance);
    } else {
        size_t m = (size_t)(p->group_imbalance * (double)n + 0.5), a;
        if (m < 1) m = 1;
        if (m > n - 1) m = n - 1;
        for (i = 0; i < n; i++) zz[i] = 0;
        if (p->add_group_bias) {
            /* a = rows with y = 1 and z = 1. Odds of y = 1 in group 0 over group 1 = R: R a
             * (n-m-n1+a) = (m-a)(n1-a), a quadratic in a */
            const double R = 2.25, M = (double)m, N1 = (double)n1, qa = R - 1.0,
                         qb = R * ((double)n - M - N1) + M + N1;
            const double root = (-qb + nni_sqrt(qb * qb + 4.0 * qa * M * N1)) / (2.0 * qa);
            size_t lo = m + n1 > n ? m + n1 - n : 0, hi = m < n1 ? m : n1;
            a = (size_t)(root + 0.5);
            if (a < lo) a = lo;
            if (a > hi) a = hi;
            nn_rng_shuffle(rng, list, kp);
            nn_rng_shuffle(rng, list + n, kn);
            for (i = 0; i < a; i++) zz[list[i]] = 1;
            for (i = 0; i < m - a; i++) zz[list[n + i]] = 1;
        } else {
            for (i = 0; i < n; i++) list[i] = i;
            nn_rng_shuffle(rng, list, n);
            for (i = 0; i < m; i++) zz[list[i]] = 1;
        }
    }
    /* the noise: compat flips before the split, over all rows; the split is then stratified on the
     * noisy labels */
    if (compat && p->noise_rate > 0.0) {
        const size_t k = (size_t)((double)n * p->noise_rate);
        if ((s = nn_pcg_choice(g, pick, n, k, 0, &d->alloc, err)) != NN_OK) goto done;
        for (i = 0; i < k; i++) nz[pick[i]] = 1 - nz[pick[i]];
    }
    sc.alloc = d->alloc;
    if (compat && ((s = nn_scaler_fit(&sc, &X, err)) != NN_OK ||
                   (s = nn_scaler_transform(&sc, &X, err)) != NN_OK))
        goto done;
    sd.test_size = d->test_size > 0.0 ? d->test_size : 0.3;
    sd.stratify = compat ? &noisy : &y;
    sd.random_state = seed & 0xFFFFFFFFu;
    sd.alloc = d->alloc;
    if ((s = nn_train_test_split(&tr, &te, n, &sd, err)) != NN_OK) goto done;
    all.x = &X;
    all.y = &noisy;
    all.z = &z;
    all.clean = &y;
    if ((s = nni_fair_take(&t.train, &all, &tr, &d->alloc, err)) != NN_OK) goto done;
    if ((s = nni_fair_take(&t.test, &all, &te, &d->alloc, err)) != NN_OK) goto done;
    if (!compat) {
        const size_t nt = nn_tensor_count(&t.train.y), k = (size_t)((double)nt * p->noise_rate + 1e-9);
        for (i = 0; i < nt; i++) list[i] = i;
        nn_rng_shuffle(rng, list, nt);
        for (i = 0; i < k; i++) { j = list[i]; nn_i64(&t.train.y)[j] = 1 - nn_i64(&t.train.y)[j]; }
        if ((s = nn_scaler_fit(&sc, &t.train.x, err)) != NN_OK ||
            (s = nn_scaler_transform(&sc, &t.train.x, err)) != NN_OK ||
            (s = nn_scaler_transform(&sc, &t.test.x, err)) != NN_OK)
            goto done;
        if ((s = nni_fair_to_f32(&t.train.x, &d->alloc, err)) != NN_OK ||
            (s = nni_fair_to_f32(&t.test.x, &d->alloc, err)) != NN_OK)
            goto done;
    }
    t.seed = seed;
    t.params = *p;
    nni_fair_rates(&t.train, compat);
    nni_fair_rates(&t.test, compat);
done:
    nn_scaler_free(&sc);
    nn_tensor_free(&X);
    nn_tensor_free(&y);
    nn_tensor_free(&z);
    nn_tensor_free(&noisy);
    nn_tensor_free(&tr);
    nn_tensor_free(&te);
    nn_mem_free(list, list_bytes, &d->alloc);
    nn_mem_free(pick, pick_bytes, &d->alloc);
    if (s != NN_OK) { nn_fair_task_free(&t); return s; }
    *out = t;
    return NN_OK;
}
NNI_FN nn_status nni_fair_range(const char *name, double lo, double hi, double min, double max,
                                nn_error *err)
{
    if (lo >= min && hi <= max && lo <= hi) return NN_OK;
    return nn_error_set(err, NN_E_ARG, "nn_fair_begin: %s: expected a range inside %g..%g, got %g..%g",
                    name, min, max, lo, hi);
}
NN_DEF nn_status nn_fair_begin(nn_fair_suite *suite, const nn_fair_desc *d, nn_error *err)
{
    nn_fair_suite r = NN_ZERO;
    nn_status s;
    r.d = d ? *d : nn_fair_desc_default();
    if (r.d.n_tasks == 0) r.d.n_tasks = 100;
    if (r.d.seed == 0) r.d.seed = 42;
    if (r.d.test_size == 0.0) r.d.test_size = 0.3;
    if ((s = nni_fair_range("n_samples", (double)r.d.samples_lo, (double)r.d.samples_hi, 20.0,
                            2147483648.0, err)) != NN_OK ||
        (s = nni_fair_range("n_features", (double)r.d.features_lo, (double)r.d.features_hi, 5.0,
                            4096.0, err)) != NN_OK ||
        (s = nni_fair_range("noise_rate", r.d.noise_lo, r.d.noise_hi, 0.0, 0.5, err)) != NN_OK ||
        (s = nni_fair_range("group_imbalance", r.d.group_lo, r.d.group_hi, 0.001, 0.999, err)) !=
            NN_OK ||
        (s = nni_fair_range("class_imbalance", r.d.class_lo, r.d.class_hi, 0.001, 0.999, err)) !=
            NN_OK ||
        (s = nni_fair_range("separability", r.d.sep_lo, r.d.sep_hi, 1e-6, 1e6, err)) != NN_OK ||
        (s = nni_fair_range("bias_share", r.d.bias_share, r.d.bias_share, 0.0, 1.0, err)) !=
            NN_OK ||
        (s = nni_fair_range("test_size", r.d.test_size, r.d.test_size, 0.01, 0.99, err)) != NN_OK)
        return s;
    if (r.d.compat && r.d.seed > 0xFFFFFFFFu)
        return nn_error_set(err, NN_E_ARG,
                        "nn_fair_begin: compat needs a seed of at most 2^32 - 1, got %llu",
                        (unsigned long long)r.d.seed);
    nn_pcg_seed(&r.g, r.d.seed);
    *suite = r;
    return NN_OK;
}
NN_DEF nn_status nn_fair_generate(nn_fair_task *t, const nn_fair_params *p, uint64_t seed,
                                  const nn_fair_desc *d, nn_error *err)
{
    nn_fair_desc z = d ? *d : nn_fair_desc_default();
    nn_rng rng = nn_rng_make(seed, NN_STREAM_FAIR, UINT64_MAX);
    z.compat = 0;
    return nni_fair_build(t, p, seed, &z, NULL, &rng, err);
}
NN_DEF nn_status nn_fair_task_make(nn_fair_task *t, const nn_fair_desc *d, size_t k, nn_error *err)
{
    nn_fair_suite s = NN_ZERO;
    nn_fair_params p = NN_ZERO;
    nn_rng g;
    uint64_t seed;
    nn_status st = nn_fair_begin(&s, d, err);
    if (st != NN_OK) return st;
    if (s.d.compat)
        return nn_error_set(err, NN_E_UNSUPPORTED,
                        "nn_fair_task_make: the tasks of the compat suite share one stream; make "
                        "them in order");
    if (k >= s.d.n_tasks)
        return nn_error_set(err, NN_E_ARG, "nn_fair_task_make: expected a task of 0 to %zu, got %zu",
                        s.d.n_tasks - 1, k);
    g = nn_rng_make(s.d.seed, NN_STREAM_FAIR, k);
    p.n_samples = s.d.samples_lo + (size_t)nn_rng_below(&g, s.d.samples_hi - s.d.samples_lo + 1);
    p.n_features = s.d.features_lo + (size_t)nn_rng_below(&g, s.d.features_hi - s.d.features_lo + 1);
    p.noise_rate = s.d.noise_lo + (s.d.noise_hi - s.d.noise_lo) * nn_rng_f64(&g);
    p.group_imbalance = s.d.group_lo + (s.d.group_hi - s.d.group_lo) * nn_rng_f64(&g);
    p.class_imbalance = s.d.class_lo + (s.d.class_hi - s.d.class_lo) * nn_rng_f64(&g);
    p.separability = s.d.sep_lo + (s.d.sep_hi - s.d.sep_lo) * nn_rng_f64(&g);
    p.add_group_bias = nn_rng_f64(&g) < s.d.bias_share;
    seed = nn_rng_u32(&g);
    st = nni_fair_build(t, &p, seed, &s.d, NULL, &g, err);
    if (st == NN_OK) t->task_id = k;
    return st;
}
NN_DEF nn_status nn_fair_next(nn_fair_suite *s, nn_fair_task *t, nn_error *err)
{
    nn_status st;
    if (s->next >= s->d.n_tasks)
        return nn_error_set(err, NN_E_LIMIT, "nn_fair_next: the suite has %zu tasks", s->d.n_tasks);
    if (s->d.compat) {
        nn_fair_params p = NN_ZERO;
        nn_pcg g = s->g;
        p.n_samples = (size_t)nn_pcg_integers(&g, (int64_t)s->d.samples_lo, (int64_t)s->d.samples_hi + 1);
        p.n_features =
            (size_t)nn_pcg_integers(&g, (int64_t)s->d.features_lo, (int64_t)s->d.features_hi + 1);
        p.noise_rate = nn_pcg_uniform(&g, s->d.noise_lo, s->d.noise_hi);
        p.group_imbalance = nn_pcg_uniform(&g, s->d.group_lo, s->d.group_hi);
        p.class_imbalance = nn_pcg_uniform(&g, s->d.class_lo, s->d.class_hi);
        p.separability = nn_pcg_uniform(&g, s->d.sep_lo, s->d.sep_hi);
        p.add_group_bias = nn_pcg_random(&g) > 1.0 - s->d.bias_share;
        st = nni_fair_build(t, &p, s->d.seed, &s->d, &g, NULL, err);
        if (st == NN_OK) { s->g = g; t->task_id = s->next; }
    } else st = nn_fair_task_make(t, &s->d, s->next, err);
    if (st == NN_OK) s->next++;
    return st;
}
NN_DEF const char *nn_fair_field(const nn_fair_task *t, size_t i, double *value, int *is_int, int *is_bool)
{
    static const char *const name[NN_FAIR_FIELDS] = {
        "task_id", "n_samples", "n_train", "n_test", "n_features", "noise_rate", "group_imbalance",
        "class_imbalance", "separability", "add_group_bias", "seed", "train_pos_rate",
        "train_minority_rate", "train_actual_noise_rate", "train_dp_gap", "test_pos_rate",
        "test_minority_rate", "test_dp_gap",
        "train_pos_rate_z0", "train_pos_rate_z1", "test_pos_rate_z0", "test_pos_rate_z1" };
    double v = 0.0;
    if (i >= NN_FAIR_FIELDS) return NULL;
    switch (i) {
    case 0: v = (double)t->task_id; break;
    case 1: v = (double)t->params.n_samples; break;
    case 2: v = (double)nn_tensor_count(&t->train.y); break;
    case 3: v = (double)nn_tensor_count(&t->test.y); break;
    case 4: v = (double)t->params.n_features; break;
    case 5: v = t->params.noise_rate; break;
    case 6: v = t->params.group_imbalance; break;
    case 7: v = t->params.class_imbalance; break;
    case 8: v = t->params.separability; break;
    case 9: v = t->params.add_group_bias ? 1.0 : 0.0; break;
    case 10: v = (double)t->seed; break;
    case 11: v = t->train.pos_rate; break;
    case 12: v = t->train.minority_rate; break;
    case 13: v = t->train.noise_rate; break;
    case 14: v = t->train.dp_gap; break;
    case 15: v = t->test.pos_rate; break;
    case 16: v = t->test.minority_rate; break;
    case 17: v = t->test.dp_gap; break;
    case 18: v = t->train.pos_rate_z[0]; break;
    case 19: v = t->train.pos_rate_z[1]; break;
    case 20: v = t->test.pos_rate_z[0]; break;
    default: v = t->test.pos_rate_z[1]; break;
    }
    if (value) *value = v;
    if (is_int) *is_int = i <= 4 || i == 10;
    if (is_bool) *is_bool = i == 9;
    return name[i];
}

/* ---- [TABULAR] ---------------------------------------------------------- */
#ifndef NN_NO_TABULAR
NN_DEF void nn_tabular_free(nn_tabular *t)
{
    nn_tabular zero = NN_ZERO;
    if (!t) return;
    nn_tensor_free(&t->x);
    nn_tensor_free(&t->y);
    nn_tensor_free(&t->z);
    nn_tensor_free(&t->row);
    nn_arena_free(&t->arena);
    *t = zero;
}
NNI_FN const char *nni_tab_keep(nn_tabular *t, const char *a, const char *b, const char *c)
{
    size_t na = strlen(a), nb = strlen(b), nc = strlen(c);
    char *p = (char *)nn_arena_get(&t->arena, na + nb + nc + 1);
    if (!p) return NULL;
    memcpy(p, a, na);
    memcpy(p + na, b, nb);
    memcpy(p + na + nb, c, nc + 1);
    return p;
}
/* cell as text without spaces at the ends; n 0 when it is missing or empty */
NNI_FN const char *nni_tab_cell(const nn_column *c, size_t row, size_t *n)
{
    const char *s = nn_table_text(c, row, n);
    if (!s) { *n = 0; return ""; }
    while (*n && (s[0] == ' ' || s[0] == '\t')) { s++; --*n; }
    while (*n && (s[*n - 1] == ' ' || s[*n - 1] == '\t')) --*n;
    return s;
}
NNI_FN int nni_tab_is(const nn_column *c, size_t row, const char *want)
{
    size_t n;
    const char *s = nni_tab_cell(c, row, &n);
    return n == strlen(want) && memcmp(s, want, n) == 0;
}
/* comma: 3,5 is a number and 3.5 is none */
NNI_FN int nni_tab_number(const nn_column *c, size_t row, int comma, double *v)
{
    char copy[64], *sign;
    size_t n;
    const char *s = nni_tab_cell(c, row, &n);
    if (comma && n) {
        if (n >= sizeof copy || memchr(s, '.', n)) return 0;
        memcpy(copy, s, n);
        sign = (char *)memchr(copy, ',', n);
        if (sign) *sign = '.';
        s = copy;
    }
    return n && nn_f64_parse(s, n, v) == n && *v - *v == 0.0;
}
NNI_FN nn_status nni_tab_column(const nn_column **c, const nn_table *t, const char *what,
                                const char *name, nn_error *err)
{
    const char *first = t->cols ? t->columns[0].name : "";
    char a[64];
    *c = nn_table_find(t, name);
    if (*c) return NN_OK;
    if (strncmp(first, "\xFF\xFE", 2) == 0 || strncmp(first, "\xFE\xFF", 2) == 0)
        return nn_error_set(err, NN_E_FORMAT, "%s: text in UTF-16, expected UTF-8", what);
    return nn_error_set(err, NN_E_FORMAT,
                    "%s: expected a column '%s', the table has %zu columns, none of that name",
                    what, nni_name(a, name), t->cols);
}
NNI_FN void nni_tab_step(nn_tabular *t, const char *what, size_t rows)
{
    if (t->n_steps == sizeof t->step / sizeof t->step[0]) return;
    (void)snprintf(t->step[t->n_steps].what, sizeof t->step[0].what, "%s", what);
    t->step[t->n_steps++].rows = rows;
}
NNI_FN size_t nni_tab_count(const uint8_t *use, size_t rows)
{
    size_t i, n = 0;
    for (i = 0; i < rows; i++) n += use[i];
    return n;
}
/* Missing cells: the empty one, "?" and pandas' words. */
NNI_FN int nni_tab_missing(const nn_column *c, size_t row)
{
    static const char *const word[19] = { "?",        "NA",       "N/A",    "n/a",      "nan",
                                          "NaN",      "-nan",     "-NaN",   "NULL",     "null",
                                          "None",     "<NA>",     "#N/A",   "#N/A N/A", "#NA",
                                          "-1.#IND",  "-1.#QNAN", "1.#IND", "1.#QNAN" };
    size_t i, n;
    const char *s = nni_tab_cell(c, row, &n);
    if (n == 0) return 1;
    if (n > 8 || !strchr("?Nn-<#1", *s)) return 0;
    for (i = 0; i < sizeof word / sizeof word[0]; i++)
        if (n == strlen(word[i]) && memcmp(s, word[i], n) == 0) return 1;
    return 0;
}
/* the value as text, or the same number: 1 is 1.0 */
NNI_FN int nni_tab_equal(const nn_column *c, size_t row, int comma, const char *want, size_t n)
{
    size_t len;
    const char *s = nni_tab_cell(c, row, &len);
    double a, b;
    if (len == n && memcmp(s, want, n) == 0) return 1;
    return n && nn_f64_parse(want, n, &b) == n && nni_tab_number(c, row, comma, &a) && a == b;
}
/* A column and what its cells are held against; lo, hi: the numbers of `value`. */
typedef struct nni_tab_rule {
    const nn_column *c;
    const char *value;
    nn_tabular_test test;
    int comma;
    double lo, hi;
} nni_tab_rule;
NNI_FN int nni_tab_words(const nni_tab_rule *r) { return r->test <= NN_TABULAR_ANY; }
NNI_FN nn_status nni_tab_rule_make(nni_tab_rule *r, const char *what, nn_error *err)
{
    const char *dots = r->test == NN_TABULAR_BETWEEN ? strstr(r->value, "..") : NULL;
    const size_t n = strlen(r->value), first = dots ? (size_t)(dots - r->value) : n;
    char a[64], b[64];
    int good;
    if (nni_tab_words(r)) return NN_OK;
    good = (r->test != NN_TABULAR_BETWEEN || dots) && first &&
           nn_f64_parse(r->value, first, &r->lo) == first && r->lo == r->lo;
    r->hi = r->lo;
    if (good && dots)
        good = n > first + 2 && nn_f64_parse(dots + 2, n - first - 2, &r->hi) == n - first - 2 &&
               r->lo <= r->hi;
    if (good) return NN_OK;
    return nn_error_set(err, NN_E_ARG, "%s: column '%s': expected %s, got '%s'", what,
                        nni_name(a, r->c->name),
                        r->test == NN_TABULAR_BETWEEN ? "numbers LO..HI, LO first" : "a number to compare with",
                        nni_name(b, r->value));
}
/* 1 or 0; -1: a number is needed and the cell is none */
NNI_FN int nni_tab_answer(const nni_tab_rule *r, size_t row)
{
    const char *p = r->value, *end;
    double v;
    if (nni_tab_words(r) && nni_tab_equal(r->c, row, r->comma, p, strlen(p))) return 1;
    if (r->test == NN_TABULAR_EQUAL) return 0;
    for (; r->test == NN_TABULAR_ANY; p = end + 1) {
        end = strchr(p, '|');
        if (nni_tab_equal(r->c, row, r->comma, p, end ? (size_t)(end - p) : strlen(p))) return 1;
        if (!end) return 0;
    }
    if (!nni_tab_number(r->c, row, r->comma, &v)) return -1;
    if (r->test == NN_TABULAR_AT_LEAST) return v >= r->lo;
    if (r->test == NN_TABULAR_ABOVE) return v > r->lo;
    if (r->test == NN_TABULAR_AT_MOST) return v <= r->lo;
    if (r->test == NN_TABULAR_BELOW) return v < r->lo;
    return v >= r->lo && v <= r->hi;
}
/* a column without a name, or pandas' "Unnamed: 0", that counts the rows */
NNI_FN int nni_tab_counts_rows(const nn_table *t, const nn_column *c, int comma)
{
    double first, v;
    size_t i;
    if (c->name[0] && strncmp(c->name, "Unnamed:", 8) != 0) return 0;
    if (!nni_tab_number(c, 0, comma, &first)) return 0;
    for (i = 1; i < t->rows; i++)
        if (!nni_tab_number(c, i, comma, &v) || v != first + (double)i) return 0;
    return 1;
}
/* whether c says the same as the rule in every used row, of ten and more: the cells of its column
 * again, or one word where it holds and another where it does not */
NNI_FN int nni_tab_again(const nni_tab_rule *r, const nn_column *c, const uint8_t *use, size_t rows)
{
    const char *word[2] = { NULL, NULL }, *cell, *its;
    size_t n[2] = { 0, 0 }, i, len, its_len, seen = 0;
    int copy = 1, words = 1;
    for (i = 0; i < rows && (copy || words); i++) {
        const int is = nni_tab_answer(r, i) == 1;
        if (!use[i]) continue;
        seen++;
        cell = nni_tab_cell(c, i, &len);
        its = nni_tab_cell(r->c, i, &its_len);
        copy = copy && len == its_len && memcmp(cell, its, len) == 0;
        if (!word[is]) {
            word[is] = cell;
            n[is] = len;
        }
        words = words && len && len == n[is] && memcmp(cell, word[is], len) == 0;
    }
    if (seen < 10 || !word[0] || !word[1]) return 0;
    return copy || (words && (n[0] != n[1] || memcmp(word[0], word[1], n[0]) != 0));
}
/* a row that the rule cannot judge: a missing cell, but a word that is asked for is a value */
NNI_FN int nni_tab_unknown(const nni_tab_rule *r, size_t row)
{
    return nni_tab_missing(r->c, row) && !(nni_tab_words(r) && nni_tab_answer(r, row) == 1);
}
/* A feature of a table of one's own: a number, or text with its levels. */
typedef struct nni_tab_text { const char *s; size_t n, rows; } nni_tab_text;
typedef struct nni_tab_feature {
    const nn_column *c;
    int text;
    nni_tab_text *level;             /* [kept] in order of bytes, in the arena */
    size_t levels, kept, missing;
    int other, flag, drop;           /* a column for other texts, for missing cells; of two columns
                                        the first is not there */
} nni_tab_feature;
/* A recipe: where x, y and z come from. */
typedef struct nni_recipe {
    const char *what;
    nni_tab_rule label, group;
    const nn_column **x;
    size_t d;
    int point;                       /* labels may end in '.' (adult.test) */
    const nn_column **cross;         /* [n_cross] columns whose values make the groups, in place of
                                        group; in the arena */
    size_t n_cross;
    nni_tab_feature *own;            /* NN_TABULAR_CSV: [d], in place of x */
} nni_recipe;
NNI_FN int nni_tab_text_order(const void *a, const void *b)
{
    const nni_tab_text *p = (const nni_tab_text *)a, *q = (const nni_tab_text *)b;
    const size_t n = p->n < q->n ? p->n : q->n;
    const int c = n ? memcmp(p->s, q->s, n) : 0;
    if (c) return c;
    return p->n < q->n ? -1 : p->n > q->n;
}
/* the commonest first; of equals the first in order of bytes */
NNI_FN int nni_tab_rows_order(const void *a, const void *b)
{
    const nni_tab_text *p = (const nni_tab_text *)a, *q = (const nni_tab_text *)b;
    if (p->rows != q->rows) return p->rows > q->rows ? -1 : 1;
    return nni_tab_text_order(a, b);
}
/* The levels of a column of text in the rows used; work [rows]. *why: it is no feature. */
NNI_FN nn_status nni_tab_levels(nni_tab_feature *f, const char **why, nn_tabular *t,
                                nni_tab_text *work, const uint8_t *use, size_t rows, size_t most,
                                nn_error *err)
{
    size_t i, n = 0, k = 0, used = 0;
    for (i = 0; i < rows; i++) {
        if (!use[i]) continue;
        used++;
        if (nni_tab_missing(f->c, i)) { f->missing++; continue; }
        work[n].s = nni_tab_cell(f->c, i, &work[n].n);
        work[n++].rows = 1;
    }
    if (n) qsort(work, n, sizeof *work, nni_tab_text_order);
    for (i = 0; i < n; i++) {
        if (k && nni_tab_text_order(&work[k - 1], &work[i]) == 0) work[k - 1].rows++;
        else work[k++] = work[i];
    }
    f->levels = k;
    f->flag = f->missing > 0;
    if (k > most && k > used / 2) *why = "text of their own in most rows";
    else if (k == 0) *why = "nothing but missing cells";
    else if (k == 1 && !f->flag) *why = "the same text in every row";
    if (*why) return NN_OK;
    if (k > most) {
        qsort(work, k, sizeof *work, nni_tab_rows_order);
        k = most;
        qsort(work, k, sizeof *work, nni_tab_text_order);
    }
    f->kept = k;
    f->other = f->levels > k;
    f->drop = k + (size_t)f->other + (size_t)f->flag == 2;
    f->level = (nni_tab_text *)nn_arena_get(&t->arena, k * sizeof *work);
    if (!f->level) return nn_error_set(err, NN_E_NOMEM, "csv: out of memory");
    memcpy(f->level, work, k * sizeof *work);
    return NN_OK;
}
/* which of a text's columns a row has the 1 in, before the first of two is left away */
NNI_FN size_t nni_tab_level_of(const nni_tab_feature *f, size_t row)
{
    nni_tab_text want;
    size_t lo = 0, hi = f->kept, mid;
    int c;
    if (nni_tab_missing(f->c, row)) return f->kept + (size_t)f->other;
    want.s = nni_tab_cell(f->c, row, &want.n);
    while (lo < hi) {
        mid = lo + (hi - lo) / 2;
        c = nni_tab_text_order(&f->level[mid], &want);
        if (c == 0) return mid;
        if (c < 0) lo = mid + 1;
        else hi = mid;
    }
    return f->kept;
}
NNI_FN size_t nni_tab_width(const nni_tab_feature *f)
{
    const size_t flag = (size_t)f->flag;
    return f->text ? f->kept + (size_t)f->other + flag - (size_t)f->drop : 1 + flag;
}
/* "race = Other", cut to 60 bytes of the level */
NNI_FN const char *nni_tab_level_name(nn_tabular *t, const char *column, const nni_tab_text *level)
{
    char cut[64];
    size_t n = level->n;
    if (n > 60) {
        n = 57;
        while (n && ((unsigned char)level->s[n] & 0xC0u) == 0x80u) n--;
    }
    memcpy(cut, level->s, n);
    memcpy(cut + n, "...", 4);
    if (n == level->n) cut[n] = 0;
    return nni_tab_keep(t, column, " = ", cut);
}
/* the names of a feature's columns of x; 0: no memory */
NNI_FN int nni_tab_names(nn_tabular *t, const char **name, const nni_tab_feature *f)
{
    const size_t drop = (size_t)f->drop;
    size_t k, at = 0, all = nni_tab_width(f) + drop;
    if (!f->text) {
        name[at++] = nni_tab_keep(t, f->c->name, "", "");
        if (f->flag) name[at++] = nni_tab_keep(t, f->c->name, ": missing", "");
    }
    for (k = drop; f->text && k < all; k++)
        name[at++] = k < f->kept ? nni_tab_level_name(t, f->c->name, &f->level[k]) :
                     k == f->kept && f->other ? nni_tab_keep(t, f->c->name, ": other", "") :
                                                nni_tab_keep(t, f->c->name, ": missing", "");
    for (k = 0; k < at; k++)
        if (!name[k]) return 0;
    return 1;
}
NNI_FN const char *nni_tab_rule_text(nn_tabular *t, const nni_tab_rule *r)
{
    static const char *const sign[7] = { " = ", " = ", " >= ", " > ", " <= ", " < ", " = " };
    return nni_tab_keep(t, r->c->name, sign[r->test], r->value);
}
/* *out = the rule's answer for a row; a cell that should be a number and is none is named */
NNI_FN nn_status nni_tab_decide(int64_t *out, const nni_recipe *r, const nni_tab_rule *rule,
                                size_t row, nn_error *err)
{
    const int answer = nni_tab_answer(rule, row);
    char name[64];
    size_t len;
    const char *cell = nni_tab_cell(rule->c, row, &len);
    *out = answer > 0;
    if (answer >= 0) return NN_OK;
    return nn_error_set(err, NN_E_FORMAT, "%s: record %zu: column '%s': expected a number, got '%.*s'",
                        r->what, row + 1, nni_name(name, rule->c->name),
                        (int)(len < 40 ? len : 40), cell);
}
/* one cell of numbers */
NNI_FN nn_status nni_tab_value(double *x, const nni_recipe *r, const nn_column *c, size_t row,
                               nn_error *err)
{
    char name[64];
    size_t len;
    const char *cell;
    if (nni_tab_number(c, row, r->label.comma, x)) return NN_OK;
    cell = nni_tab_cell(c, row, &len);
    return nn_error_set(err, NN_E_FORMAT,
                        "%s: record %zu: column '%s': expected a number, got '%.*s'", r->what,
                        row + 1, nni_name(name, c->name), (int)(len < 40 ? len : 40), cell);
}
/* x [width of the recipe] = the features of a row; x is 0 before */
NNI_FN nn_status nni_tab_row(double *x, const nni_recipe *r, size_t row, nn_error *err)
{
    size_t j, k, at = 0;
    nn_status s = NN_OK;
    for (j = 0; j < r->d && s == NN_OK && !r->own; j++)
        s = nni_tab_value(&x[j], r, r->x[j], row, err);
    for (j = 0; j < r->d && s == NN_OK && r->own; j++) {
        const nni_tab_feature *f = &r->own[j];
        if (f->text) {
            k = nni_tab_level_of(f, row);
            if (k >= (size_t)f->drop) x[at + k - (size_t)f->drop] = 1.0;
        } else if (nni_tab_missing(f->c, row)) {
            x[at] = NAN;
            if (f->flag) x[at + 1] = 1.0;
        } else s = nni_tab_value(&x[at], r, f->c, row, err);
        at += nni_tab_width(f);
    }
    return s;
}
/* ---- groups of crossed columns ---- */
NNI_FN int nni_tab_in_cross(const nni_recipe *r, const nn_column *c)
{
    size_t k;
    for (k = 0; k < r->n_cross; k++)
        if (r->cross[k] == c) return 1;
    return 0;
}
NNI_FN int nni_tab_code_order(const void *a, const void *b)
{
    const uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;
    return p < q ? -1 : p > q;
}
/* code [n] = rank of each among the different ones; sorted [n]: room. Returns how many there are. */
NNI_FN size_t nni_tab_ranks(uint64_t *code, uint64_t *sorted, size_t n)
{
    size_t i, k = 0, lo, hi, mid;
    memcpy(sorted, code, n * sizeof *code);
    qsort(sorted, n, sizeof *sorted, nni_tab_code_order);
    for (i = 0; i < n; i++)
        if (k == 0 || sorted[k - 1] != sorted[i]) sorted[k++] = sorted[i];
    for (i = 0; i < n; i++) {
        for (lo = 0, hi = k; lo + 1 < hi;) {
            mid = lo + (hi - lo) / 2;
            if (sorted[mid] <= code[i]) lo = mid;
            else hi = mid;
        }
        code[i] = lo;
    }
    return k;
}
/* code [n rows in use] = code x levels + rank of the row's text in column c; work [n] */
NNI_FN void nni_tab_cross(uint64_t *code, const nn_column *c, nni_tab_text *work,
                          const uint8_t *use, size_t rows)
{
    nni_tab_text want = NN_ZERO;
    size_t i, n = 0, k = 0, lo, hi, mid, o = 0;
    for (i = 0; i < rows; i++) {
        if (!use[i]) continue;
        work[n].s = nni_tab_cell(c, i, &work[n].n);
        work[n++].rows = 1;
    }
    qsort(work, n, sizeof *work, nni_tab_text_order);
    for (i = 0; i < n; i++)
        if (k == 0 || nni_tab_text_order(&work[k - 1], &work[i]) != 0) work[k++] = work[i];
    for (i = 0; i < rows; i++) {
        if (!use[i]) continue;
        want.s = nni_tab_cell(c, i, &want.n);
        for (lo = 0, hi = k; lo + 1 < hi;) {
            mid = lo + (hi - lo) / 2;
            if (nni_tab_text_order(&work[mid], &want) <= 0) lo = mid;
            else hi = mid;
        }
        code[o] = code[o] * k + lo;
        o++;
    }
}
/* A combination of values: its rows, one of them, and the group that it is (none yet: SIZE_MAX). */
typedef struct nni_tab_combo { size_t rows, row, group; } nni_tab_combo;
/* The smallest combination that is a group of its own; of equals the last. */
NNI_FN size_t nni_tab_smallest(const nni_tab_combo *cell, size_t m)
{
    size_t i, at = m;
    for (i = 0; i < m; i++)
        if (cell[i].group && (at == m || cell[i].rows <= cell[at].rows)) at = i;
    return at;
}
/* Which combinations are groups of their own (group 1), which belong to the others (0). Returns how
 * many of the first kind; others: rows of the second. */
NNI_FN size_t nni_tab_own_groups(nni_tab_combo *cell, size_t m, size_t least, size_t *others)
{
    size_t i, own = 0;
    *others = 0;
    for (i = 0; i < m; i++) {
        cell[i].group = cell[i].rows >= least;
        own += cell[i].group;
        if (!cell[i].group) *others += cell[i].rows;
    }
    while (own > NN_TABULAR_GROUPS || (own == NN_TABULAR_GROUPS && *others) ||
           (*others && *others < least && own > 2)) {
        i = nni_tab_smallest(cell, m);
        cell[i].group = 0;
        *others += cell[i].rows;
        own--;
    }
    return own;
}
/* "race = Asian, sex = Male" */
NNI_FN const char *nni_tab_combo_name(nn_tabular *t, const nni_recipe *r, size_t row)
{
    nni_tab_text value = NN_ZERO;
    const char *one, *all = NULL;
    size_t k;
    for (k = 0; k < r->n_cross; k++) {
        value.s = nni_tab_cell(r->cross[k], row, &value.n);
        if ((one = nni_tab_level_name(t, r->cross[k]->name, &value)) == NULL) return NULL;
        all = all ? nni_tab_keep(t, all, ", ", one) : one;
        if (!all) return NULL;
    }
    return all;
}
/* t->z, t->groups and t->group from r->cross; t->z is made. */
NNI_FN nn_status nni_tab_groups(nn_tabular *t, const nn_table *table, const nni_recipe *r,
                                const uint8_t *use, size_t least, const nn_alloc *a, nn_error *err)
{
    const size_t n = nn_tensor_count(&t->z), each = sizeof(nni_tab_text) + 2 * sizeof(uint64_t) +
                                                    sizeof(nni_tab_combo);
    nni_tab_combo *cell;
    nni_tab_text *work;
    uint64_t *code;
    size_t i, k, m = 0, own, others, bytes, at = 0;
    char *block;
    nn_status s = NN_OK;
    if (!nn_size_mul(n, each, &bytes) || (block = (char *)nn_mem_alloc(bytes, a)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu rows", r->what, n);
    code = (uint64_t *)(void *)block;
    cell = (nni_tab_combo *)(void *)(code + 2 * n);
    work = (nni_tab_text *)(void *)(cell + n);
    memset(block, 0, bytes);
    for (k = 0; k < r->n_cross; k++) {
        nni_tab_cross(code, r->cross[k], work, use, table->rows);
        m = nni_tab_ranks(code, code + n, n);
    }
    for (i = 0; i < n; i++) {
        if (cell[code[i]].rows++ == 0) cell[code[i]].row = (size_t)nn_i64(&t->row)[i];
    }
    own = nni_tab_own_groups(cell, m, least ? least : 50, &others);
    t->n_groups = own + (others > 0);
    if (t->n_groups < 2)
        s = nn_error_set(err, NN_E_FORMAT,
                         "%s: groups of column '%.40s'%s: expected at least two of %zu rows, got %zu "
                         "of %zu values",
                         r->what, r->cross[0]->name, r->n_cross > 1 ? " and others" : "",
                         least ? least : 50, own, m);
    if (s == NN_OK &&
        (t->groups = (const char **)nn_arena_get(&t->arena, t->n_groups * sizeof *t->groups)) == NULL)
        s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->what);
    for (i = 0; s == NN_OK && i < m; i++) {
        const int mine = cell[i].group != 0;
        cell[i].group = mine ? at : own;
        if (mine && (t->groups[at++] = nni_tab_combo_name(t, r, cell[i].row)) == NULL)
            s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->what);
    }
    if (s == NN_OK && others) t->groups[own] = "other";
    for (i = 0; s == NN_OK && i < n; i++) nn_i64(&t->z)[i] = (int64_t)cell[code[i]].group;
    nn_mem_free(block, bytes, a);
    return s;
}
/* "race x sex" */
NNI_FN const char *nni_tab_cross_text(nn_tabular *t, const nni_recipe *r)
{
    const char *all = r->cross[0]->name;
    size_t k;
    for (k = 1; k < r->n_cross && all; k++) all = nni_tab_keep(t, all, " x ", r->cross[k]->name);
    return all ? nni_tab_keep(t, all, "", "") : NULL;
}
NNI_FN nn_status nni_tab_fill(nn_tabular *t, const nn_table *table, const nni_recipe *r,
                              const uint8_t *use, size_t least, const nn_alloc *a, nn_error *err)
{
    size_t n = nni_tab_count(use, table->rows), i, j, o = 0, ones = 0, members = 0, width = r->d;
    char name[64], asked[64];
    nn_status s;
    if (n == 0) return nn_error_set(err, NN_E_FORMAT, "%s: no row is left", r->what);
    if (r->own)
        for (width = 0, j = 0; j < r->d; j++) width += nni_tab_width(&r->own[j]);
    if ((s = nn_tensor_make2(&t->x, NN_F64, n, width, a, err)) != NN_OK ||
        (s = nn_tensor_make1(&t->y, NN_I64, n, a, err)) != NN_OK ||
        (s = nn_tensor_make1(&t->z, NN_I64, n, a, err)) != NN_OK ||
        (s = nn_tensor_make1(&t->row, NN_I64, n, a, err)) != NN_OK)
        return s;
    t->features = (const char **)nn_arena_get(&t->arena, width * sizeof *t->features);
    if (!t->features) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->what);
    for (j = 0, o = 0; j < r->d && r->own; j++) {
        if (!nni_tab_names(t, t->features + o, &r->own[j]))
            return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->what);
        o += nni_tab_width(&r->own[j]);
    }
    for (j = 0; j < r->d && !r->own; j++)
        if ((t->features[j] = nni_tab_keep(t, r->x[j]->name, "", "")) == NULL)
            return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->what);
    o = 0;
    t->label = nni_tab_rule_text(t, &r->label);
    t->group = r->n_cross ? nni_tab_cross_text(t, r) : nni_tab_rule_text(t, &r->group);
    t->n_groups = 2;
    if (!t->label || !t->group) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->what);
    for (i = 0; i < table->rows; i++) {
        size_t len;
        const char *cell;
        if (!use[i]) continue;
        if ((s = nni_tab_row(nn_f64(&t->x) + o * width, r, i, err)) != NN_OK) return s;
        cell = nni_tab_cell(r->label.c, i, &len);
        if (len == 0)
            return nn_error_set(err, NN_E_FORMAT, "%s: record %zu: column '%s': the label is missing",
                            r->what, i + 1, nni_name(name, r->label.c->name));
        if ((s = nni_tab_decide(&nn_i64(&t->y)[o], r, &r->label, i, err)) != NN_OK ||
            (!r->n_cross &&
             (s = nni_tab_decide(&nn_i64(&t->z)[o], r, &r->group, i, err)) != NN_OK))
            return s;
        if (r->point && cell[len - 1] == '.' && len - 1 == strlen(r->label.value) &&
            memcmp(cell, r->label.value, len - 1) == 0)
            nn_i64(&t->y)[o] = 1;
        nn_i64(&t->row)[o] = (int64_t)i;
        ones += nn_i64(&t->y)[o] != 0;
        members += nn_i64(&t->z)[o] != 0;
        o++;
    }
    (void)nni_name(name, r->label.c->name);
    (void)nni_name(asked, nni_tab_words(&r->label) ? r->label.value : t->label);
    if (ones == 0)
        return nn_error_set(err, NN_E_FORMAT,
                            nni_tab_words(&r->label) ?
                                "%s: column '%s': the value '%s' never occurs" :
                                "%s: column '%s': no row has '%s'",
                            r->what, name, asked);
    if (ones == n)
        return nn_error_set(err, NN_E_FORMAT,
                            "%s: column '%s': every row has '%s'; two classes are needed", r->what,
                            name, asked);
    if (r->n_cross) return nni_tab_groups(t, table, r, use, least, a, err);
    if (members == 0 || members == n)
        return nn_error_set(err, NN_E_FORMAT, "%s: column '%s': %s row is in the group '%.40s'",
                            r->what, nni_name(name, r->group.c->name), members ? "every" : "no",
                            t->group);
    return NN_OK;
}
/* '?' or nothing in any cell */
NNI_FN int nni_tab_incomplete(const nn_table *t, size_t row)
{
    size_t j, n;
    for (j = 0; j < t->cols; j++) {
        const char *s = nni_tab_cell(&t->columns[j], row, &n);
        if (n == 0 || (n == 1 && s[0] == '?')) return 1;
    }
    return 0;
}
/* ---- a table of one's own: which columns are features ---- */
/* What the cells of a column look like: present ones, numbers among them (with a decimal comma or a
 * point), numbers as asked, and the first row that is present and no number as asked. */
typedef struct nni_tab_look { size_t present, like, numbers, odd; } nni_tab_look;
NNI_FN nni_tab_look nni_tab_look_at(const nn_column *c, size_t rows, int comma)
{
    nni_tab_look l = NN_ZERO;
    double v;
    size_t i;
    l.odd = rows;
    for (i = 0; i < rows; i++) {
        if (nni_tab_missing(c, i)) continue;
        l.present++;
        if (nni_tab_number(c, i, comma, &v)) {
            l.numbers++;
            l.like++;
        } else {
            l.like += (size_t)nni_tab_number(c, i, !comma, &v);
            if (l.odd == rows) l.odd = i;
        }
    }
    return l;
}
NNI_FN int nni_tab_named(const nn_column *c, const char *const *list, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++)
        if (strcmp(c->name, list[i]) == 0) return 1;
    return 0;
}
/* the columns named are there, none twice, and none is the label */
NNI_FN nn_status nni_tab_list(const nni_recipe *r, const nn_table *table, const char *const *list,
                              size_t n, nn_error *err)
{
    const nn_column *c;
    char name[64];
    size_t i, j;
    nn_status s;
    for (i = 0; i < n; i++) {
        if ((s = nni_tab_column(&c, table, r->what, list[i], err)) != NN_OK) return s;
        for (j = 0; j < i; j++)
            if (strcmp(list[i], list[j]) == 0)
                return nn_error_set(err, NN_E_ARG, "csv: column '%s' is asked for twice",
                                    nni_name(name, list[i]));
        if (c == r->label.c)
            return nn_error_set(err, NN_E_ARG,
                                "csv: column '%s' is the label and cannot be a feature too",
                                nni_name(name, list[i]));
    }
    return NN_OK;
}
/* The row filter of one feature: what is missing in it. */
NNI_FN void nni_tab_filter(uint8_t *use, const nni_tab_feature *f, const nn_tabular_desc *d,
                           size_t rows)
{
    size_t i;
    if (d->missing >= NN_TABULAR_NAN || (f->text && d->missing != NN_TABULAR_ROWS)) return;
    for (i = 0; i < rows; i++)
        if (use[i]) use[i] = !nni_tab_missing(f->c, i);
}
/* the features in the order asked for */
NNI_FN void nni_tab_as_asked(nni_recipe *r, const nn_tabular_desc *d)
{
    size_t i, j;
    for (i = 0; i < d->n_features; i++)
        for (j = i; j < r->d; j++)
            if (strcmp(r->own[j].c->name, d->features[i]) == 0) {
                const nni_tab_feature f = r->own[i];
                r->own[i] = r->own[j];
                r->own[j] = f;
                break;
            }
}
/* r->own = the features, in the arena; t->columns = what became of each column; use = the rows */
NNI_FN nn_status nni_tab_own(nn_tabular *t, nni_recipe *r, const nn_table *table,
                             const nn_tabular_desc *d, uint8_t *use, nn_error *err)
{
    const size_t rows = table->rows;
    const nn_column *odd = NULL;     /* the first column with words among numbers, and where */
    const nn_tabular_column *why = NULL;
    size_t i, j, k, n, bytes, odd_row = 0, worst = 0, worst_rows = 0, at = 0, left;
    nni_tab_text *work;
    char name[64];
    nn_status s;
    if ((s = nni_tab_list(r, table, d->features, d->n_features, err)) != NN_OK ||
        (s = nni_tab_list(r, table, d->categorical, d->n_categorical, err)) != NN_OK)
        return s;
    if (!nn_size_mul(table->cols, sizeof *r->own, &bytes) ||
        !nn_size_mul(table->cols, sizeof *t->columns, &n) ||
        (r->own = (nni_tab_feature *)nn_arena_get(&t->arena, bytes)) == NULL ||
        (t->columns = (nn_tabular_column *)nn_arena_get(&t->arena, n)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "csv: out of memory");
    memset(r->own, 0, bytes);
    memset(t->columns, 0, n);
    t->n_columns = table->cols;
    for (i = 0; i < rows; i++)
        if (nni_tab_unknown(&r->label, i) || (!r->n_cross && nni_tab_unknown(&r->group, i))) use[i] = 0;
    for (k = 0; k < r->n_cross; k++)
        for (i = 0; i < rows; i++)
            if (nni_tab_missing(r->cross[k], i)) use[i] = 0;
    left = nni_tab_count(use, rows);
    for (k = 0; k < table->cols; k++) {
        /* features in the order of the table, or in the order asked for */
        nn_tabular_column *col = &t->columns[k];
        const nn_column *c = &table->columns[k];
        nni_tab_look l;
        int text, asked;
        if ((col->name = nni_tab_keep(t, c->name, "", "")) == NULL)
            return nn_error_set(err, NN_E_NOMEM, "csv: out of memory");
        asked = nni_tab_named(c, d->features, d->n_features);
        text = nni_tab_named(c, d->categorical, d->n_categorical);
        if (text && d->n_features && !asked)
            return nn_error_set(err, NN_E_ARG, "csv: column '%s' is categorical, but no feature",
                                nni_name(name, c->name));
        if (c == r->label.c) col->why = "the label";
        else if (d->n_features && !asked) col->why = "not asked for";
        else if ((c == r->group.c || nni_tab_in_cross(r, c)) && !asked) col->why = "the group";
        else if (!asked && !text && nni_tab_counts_rows(table, c, d->decimal_comma))
            col->why = "counts the rows";
        else if (!asked && nni_tab_again(&r->label, c, use, rows)) col->why = "the label again";
        else if (!asked && !r->n_cross && nni_tab_again(&r->group, c, use, rows))
            col->why = "the group again";
        if (col->why) continue;
        l = nni_tab_look_at(c, rows, d->decimal_comma);
        if (!text && l.numbers < l.present) {
            /* words among numbers are mistakes; words are levels */
            text = d->levels > 0 && 2 * l.like < l.present;
            if (!text && !asked) {
                if (!odd) { odd = c; odd_row = l.odd; }
                col->why = 2 * l.like < l.present ? "text" : "words among its numbers";
            }
        } else if (!text && l.present == 0 && !asked) col->why = "nothing but missing cells";
        if (!col->why) {
            r->own[r->d].c = c;
            r->own[r->d++].text = text;
        }
    }
    if (r->d && d->n_features) nni_tab_as_asked(r, d);
    for (j = 0; j < r->d; j++) {
        const size_t before = left;
        nni_tab_filter(use, &r->own[j], d, rows);
        left = nni_tab_count(use, rows);
        if (before - left > worst_rows) { worst = j; worst_rows = before - left; }
    }
    if (r->d && left == 0 && worst_rows)
        return nn_error_set(err, NN_E_FORMAT,
                            "csv: no row is left: column '%s' is missing in %zu of %zu",
                            nni_name(name, r->own[worst].c->name), worst_rows, rows);
    if (!nn_size_mul(left ? left : 1, sizeof *work, &bytes) ||
        (work = (nni_tab_text *)nn_mem_alloc(bytes, &d->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "csv: out of memory for %zu rows", left);
    for (j = 0, n = 0; j < r->d && s == NN_OK; j++) {
        nni_tab_feature f = r->own[j];
        nn_tabular_column *col = &t->columns[(size_t)(f.c - table->columns)];
        if (f.text)
            s = nni_tab_levels(&f, &col->why, t, work, use, rows, d->levels ? d->levels : 1, err);
        else {
            for (i = 0; i < rows; i++) f.missing += use[i] && nni_tab_missing(f.c, i);
            f.flag = d->missing == NN_TABULAR_FLAG && f.missing;
        }
        col->levels = f.levels;
        col->kept = f.kept;
        col->missing = f.missing;
        if (s == NN_OK && col->why && d->n_features)
            s = nn_error_set(err, NN_E_FORMAT, "csv: column '%s' cannot be a feature: %s",
                             nni_name(name, f.c->name), col->why);
        if (s != NN_OK || col->why) {
            why = col;
            continue;
        }
        col->first = at;
        col->width = nni_tab_width(&f);
        at += col->width;
        r->own[n++] = f;
    }
    nn_mem_free(work, bytes, &d->alloc);
    if (s != NN_OK) return s;
    r->d = n;
    if (n) return NN_OK;
    if (odd) {
        const char *cell = nni_tab_cell(odd, odd_row, &n);
        return nn_error_set(err, NN_E_FORMAT,
                            "csv: no column beside label and group holds only numbers; column "
                            "'%.40s', record %zu: got '%.*s'",
                            nni_name(name, odd->name), odd_row + 1, (int)(n < 40 ? n : 40), cell);
    }
    if (why)
        return nn_error_set(err, NN_E_FORMAT,
                            "csv: no column beside label and group can be a feature; column '%s': %s",
                            nni_name(name, why->name), why->why);
    return nn_error_set(err, NN_E_FORMAT, "csv: expected a column of numbers beside label and "
                                          "group, the table has none");
}
/* use [rows]: 0 for rows that do not meet a condition */
NNI_FN nn_status nni_tab_where(uint8_t *use, const nni_recipe *r, const nn_table *table,
                               const nn_tabular_desc *d, nn_error *err)
{
    char column[64], value[64];
    size_t i, k;
    nn_status s = NN_OK;
    for (k = 0; k < d->n_where && s == NN_OK; k++) {
        nni_tab_rule rule = NN_ZERO;
        rule.value = d->where[k].value;
        rule.test = d->where[k].test;
        rule.comma = d->decimal_comma;
        s = nni_tab_column(&rule.c, table, r->what, d->where[k].column, err);
        if (s == NN_OK) s = nni_tab_rule_make(&rule, r->what, err);
        for (i = 0; i < table->rows && s == NN_OK; i++) {
            int64_t meets = 0;
            if (use[i] && !nni_tab_unknown(&rule, i)) s = nni_tab_decide(&meets, r, &rule, i, err);
            use[i] = meets != 0;
        }
        if (s == NN_OK && nni_tab_count(use, table->rows) == 0)
            s = nn_error_set(err, NN_E_FORMAT,
                             "%s: no row is left under the condition on column '%s' ('%s')",
                             r->what, nni_name(column, d->where[k].column),
                             nni_name(value, d->where[k].value));
    }
    return s;
}
/* r->cross = the columns asked for, none twice */
NNI_FN nn_status nni_tab_cross_make(nni_recipe *r, nn_tabular *t, const nn_table *table,
                                    const nn_tabular_desc *d, nn_error *err)
{
    size_t k, bytes;
    char name[64];
    nn_status s = NN_OK;
    if (!d->n_group_columns) return NN_OK;
    if (!nn_size_mul(d->n_group_columns, sizeof *r->cross, &bytes) ||
        (r->cross = (const nn_column **)nn_arena_get(&t->arena, bytes)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->what);
    for (k = 0; k < d->n_group_columns && s == NN_OK; k++) {
        const nn_column *c = NULL;
        s = nni_tab_column(&c, table, r->what, d->group_columns[k], err);
        if (s == NN_OK && nni_tab_in_cross(r, c))
            s = nn_error_set(err, NN_E_ARG, "%s: column '%s' is asked for twice", r->what,
                             nni_name(name, d->group_columns[k]));
        if (s == NN_OK) r->cross[r->n_cross++] = c;
    }
    return s;
}
NN_DEF nn_status nn_tabular_from(nn_tabular *out, const nn_table *table, const nn_tabular_desc *d,
                                 nn_error *err)
{
    static const char *const compas[5] = { "age", "priors_count", "juv_fel_count", "juv_misd_count",
                                           "juv_other_count" };
    static const char *const adult[5] = { "age", "education-num", "capital-gain", "capital-loss",
                                          "hours-per-week" };
    static const size_t adult_at[5] = { 0, 4, 10, 11, 12 };
    static const char *const german[6] = {
        "month", "credit_amount",     "investment_as_income_percentage",
        "age",   "number_of_credits", "people_liable_for"
    };
    static const size_t german_at[6] = { 1, 4, 7, 12, 15, 17 };
    nn_tabular t = NN_ZERO;
    nni_recipe r = NN_ZERO;
    const nn_column *x[64];
    size_t i, j, room = table->rows ? table->rows : 1;
    uint8_t *use = (uint8_t *)nn_mem_alloc(room, &d->alloc);
    nn_status s = NN_OK;
    if (!use) return nn_error_set(err, NN_E_NOMEM, "nn_tabular_from: out of memory for %zu rows", table->rows);
    t.arena.alloc = d->alloc;
    memset(use, 1, room);
    r.x = x;
    for (j = 0; j < table->cols; j++)
        if (!table->columns[j].is_text)
            s = nn_error_set(err, NN_E_ARG,
                         "nn_tabular_from: the table must be read with all_text = 1");
    if (s == NN_OK && table->rows == 0)
        s = nn_error_set(err, NN_E_FORMAT, "nn_tabular_from: the table has no rows");
    if (s != NN_OK) goto done;
    if (d->kind == NN_TABULAR_COMPAS) {
        const nn_column *days, *recid, *degree, *score;
        double v;
        r.what = "compas";
        r.d = 5;
        for (j = 0; j < 5 && s == NN_OK; j++) s = nni_tab_column(&x[j], table, r.what, compas[j], err);
        if (s == NN_OK) s = nni_tab_column(&days, table, r.what, "days_b_screening_arrest", err);
        if (s == NN_OK) s = nni_tab_column(&recid, table, r.what, "is_recid", err);
        if (s == NN_OK) s = nni_tab_column(&degree, table, r.what, "c_charge_degree", err);
        if (s == NN_OK) s = nni_tab_column(&score, table, r.what, "score_text", err);
        if (s == NN_OK) s = nni_tab_column(&r.label.c, table, r.what, "two_year_recid", err);
        if (s == NN_OK) s = nni_tab_column(&r.group.c, table, r.what, "race", err);
        if (s != NN_OK) goto done;
        r.label.value = "1";
        r.group.value = "African-American";
        nni_tab_step(&t, "records", table->rows);
        for (i = 0; i < table->rows; i++) use[i] = nni_tab_number(days, i, 0, &v) && v >= -30.0 && v <= 30.0;
        nni_tab_step(&t, "screening within 30 days of the arrest", nni_tab_count(use, table->rows));
        for (i = 0; i < table->rows; i++) use[i] = use[i] && !nni_tab_is(recid, i, "-1");
        nni_tab_step(&t, "is_recid is known", nni_tab_count(use, table->rows));
        for (i = 0; i < table->rows; i++) use[i] = use[i] && !nni_tab_is(degree, i, "O");
        nni_tab_step(&t, "charge degree is not O", nni_tab_count(use, table->rows));
        for (i = 0; i < table->rows; i++) {
            size_t n;
            (void)nni_tab_cell(score, i, &n);
            use[i] = use[i] && n && !nni_tab_is(score, i, "N/A");
        }
        nni_tab_step(&t, "score text is present", nni_tab_count(use, table->rows));
    } else if (d->kind == NN_TABULAR_ADULT) {
        r.what = "adult";
        r.d = 5;
        if (nn_table_find(table, "age")) {                       /* with a header line */
            for (j = 0; j < 5 && s == NN_OK; j++) s = nni_tab_column(&x[j], table, r.what, adult[j], err);
            if (s == NN_OK) s = nni_tab_column(&r.group.c, table, r.what, "sex", err);
            if (s == NN_OK) s = nni_tab_column(&r.label.c, table, r.what, "income", err);
        } else if (table->cols != 15)
            s = nn_error_set(
                err, NN_E_FORMAT,
                "adult: expected 15 columns (adult.data) or a header line, got %zu columns",
                table->cols);
        else {
            for (j = 0; j < 5; j++) x[j] = &table->columns[adult_at[j]];
            r.group.c = &table->columns[9];
            r.label.c = &table->columns[14];
        }
        if (s != NN_OK) goto done;
        r.label.value = ">50K";
        r.group.value = "Female";
        r.point = 1;
        nni_tab_step(&t, "records", table->rows);
        for (i = 0; i < table->rows; i++) use[i] = !nni_tab_incomplete(table, i);
        nni_tab_step(&t, "rows without '?'", nni_tab_count(use, table->rows));
    } else if (d->kind == NN_TABULAR_GERMAN) {
        r.what = "german";
        r.d = 6;
        if (nn_table_find(table, "age")) {
            for (j = 0; j < 6 && s == NN_OK; j++) s = nni_tab_column(&x[j], table, r.what, german[j], err);
            if (s == NN_OK) s = nni_tab_column(&r.label.c, table, r.what, "credit", err);
        } else if (table->cols != 21)
            s = nn_error_set(
                err, NN_E_FORMAT,
                "german: expected 21 columns (german.data) or a header line, got %zu columns",
                table->cols);
        else {
            for (j = 0; j < 6; j++) x[j] = &table->columns[german_at[j]];
            r.label.c = &table->columns[20];
        }
        if (s != NN_OK) goto done;
        r.label.value = "2";
        /* the original took the duration for the age */
        r.group.c = d->compat ? x[0] : x[3];
        r.group.test = NN_TABULAR_AT_LEAST;
        r.group.value = "25";
        nni_tab_step(&t, "records", table->rows);
    } else {
        char name[64];
        r.what = "csv";
        if (!d->label || !d->label_value ||
            (!d->n_group_columns && (!d->group || !d->group_value)))
            s = nn_error_set(err, NN_E_ARG, "csv: expected label = value and group = value");
        if (s == NN_OK) s = nni_tab_column(&r.label.c, table, r.what, d->label, err);
        if (s == NN_OK && !d->n_group_columns)
            s = nni_tab_column(&r.group.c, table, r.what, d->group, err);
        if (s == NN_OK) s = nni_tab_cross_make(&r, &t, table, d, err);
        if (s == NN_OK && (r.label.c == r.group.c || nni_tab_in_cross(&r, r.label.c)))
            s = nn_error_set(err, NN_E_ARG, "csv: column '%s' is the label and cannot be the group too",
                             nni_name(name, d->label));
        if (s != NN_OK) goto done;
        r.label.value = d->label_value;
        r.label.test = d->label_test;
        r.group.value = d->group_value;
        r.group.test = d->group_test;
        r.label.comma = r.group.comma = d->decimal_comma;
        nni_tab_step(&t, "records", table->rows);
        if ((s = nni_tab_where(use, &r, table, d, err)) != NN_OK) goto done;
        if (d->n_where)
            nni_tab_step(&t, "rows under the conditions", nni_tab_count(use, table->rows));
        if ((s = nni_tab_own(&t, &r, table, d, use, err)) != NN_OK) goto done;
        nni_tab_step(&t, d->missing >= NN_TABULAR_NAN ? "rows with label and group" :
                                                        "rows with label, group and every feature",
                     nni_tab_count(use, table->rows));
    }
    if ((s = nni_tab_rule_make(&r.label, r.what, err)) == NN_OK &&
        (r.n_cross || (s = nni_tab_rule_make(&r.group, r.what, err)) == NN_OK))
        s = nni_tab_fill(&t, table, &r, use, d->group_min, &d->alloc, err);
done:
    nn_mem_free(use, room, &d->alloc);
    if (s != NN_OK) { nn_tabular_free(&t); return s; }
    *out = t;
    return NN_OK;
}
/* The commonest of ; tab | in a first line that has no comma outside quotes; else a comma. */
NNI_FN char nni_tab_delim(const unsigned char *p, size_t n)
{
    static const char sign[4] = { ',', ';', '\t', '|' };
    size_t count[4] = { 0, 0, 0, 0 }, i, k, best = 0;
    int quoted = 0;
    for (i = 0; i < n && (quoted || (p[i] != '\n' && p[i] != '\r')); i++) {
        if (p[i] == '"') quoted = !quoted;
        for (k = 0; k < 4 && !quoted; k++) count[k] += p[i] == (unsigned char)sign[k];
    }
    for (k = 1; k < 4 && count[0] == 0; k++) if (count[k] > count[best]) best = k;
    return sign[best];
}
NN_DEF nn_status nn_tabular_read(nn_tabular *t, const char *path, const nn_tabular_desc *d,
                                 const nn_file_opts *opts, nn_error *err)
{
    nn_csv_desc c = NN_ZERO;
    nn_table table = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    if (opts) o = *opts;
    if (!o.alloc.alloc) o.alloc = d->alloc;
    c.all_text = 1;
    if (d->kind == NN_TABULAR_ADULT || d->kind == NN_TABULAR_GERMAN) {
        size_t i = 0, n = 0;
        nn_reader *r = NULL;
        const unsigned char *p;
        int comma = 0, letters = 0, first = 1;
        if ((s = nn_reader_open(&r, path, &o, err)) != NN_OK) return s;
        s = nn_reader_peek(r, 1024, &p, &n, err);
        for (i = 0; s == NN_OK && i < n && (p[i] != '\n' || p[0] == '|') && i < 1024; i++) {
            if (p[i] == ',') comma = 1;
            if (first && ((p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z'))) letters++;
            if (p[i] == ',' || p[i] == ' ') first = 0;
        }
        if (s == NN_OK && d->kind == NN_TABULAR_ADULT) {
            /* data begin with a number, a header with "age" */
            c.no_header = letters == 0 || p[0] == '|';
            c.skip_space = 1;
            c.comment = '|';
        } else if (s == NN_OK) {
            c.blanks = !comma;
            c.no_header = !comma;
        }
        nn_reader_close(r);
        if (s != NN_OK) return s;
    }
    if (d->kind == NN_TABULAR_CSV) {
        nn_reader *r = NULL;
        const unsigned char *p;
        uint64_t size = 0;
        size_t n = 0;
        c.delim = d->delim;
        /* a pipe (size 0) cannot be looked at twice */
        if (!c.delim && nn_file_size(&size, path, &o, NULL) == NN_OK && size > 0) {
            if ((s = nn_reader_open(&r, path, &o, err)) != NN_OK) return s;
            if ((s = nn_reader_peek(r, 65536, &p, &n, err)) == NN_OK) c.delim = nni_tab_delim(p, n);
            nn_reader_close(r);
            if (s != NN_OK) return s;
        }
        if (d->decimal_comma && (c.delim == 0 || c.delim == ','))
            return nn_error_set(err, NN_E_ARG,
                                "csv: decimal commas need another separator than the comma");
    }
    if ((s = nn_csv_read(&table, path, &c, &o, err)) != NN_OK) return s;
    s = nni_fail_in(err, nn_tabular_from(t, &table, d, err), o.name ? o.name : path);
    nn_table_free(&table);
    return s;
}
NNI_FN int nni_f64_order(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return p < q ? -1 : p > q;
}
NN_DEF nn_status nn_impute_fit(double *value, const nn_tensor *x, nn_impute_kind kind,
                               const nn_alloc *alloc, nn_error *err)
{
    const size_t n = x->ndim == 2 ? x->shape[0] : 0, d = x->ndim == 2 ? x->shape[1] : 0;
    const double *v = nn_f64(x);
    double *col, sum;
    size_t i, j, k, bytes;
    if (x->ndim != 2 || x->dtype != NN_F64)
        return nn_error_set(err, NN_E_ARG, "nn_impute_fit: expected x f64 [n,d]");
    if (!nn_size_mul(n ? n : 1, sizeof *col, &bytes) ||
        (col = (double *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_impute_fit: out of memory for %zu rows", n);
    for (j = 0; j < d; j++) {
        for (i = 0, k = 0, sum = 0.0; i < n; i++)
            if (v[i * d + j] == v[i * d + j]) {
                sum += v[i * d + j];
                col[k++] = v[i * d + j];
            }
        if (k && kind == NN_IMPUTE_MEDIAN) {
            qsort(col, k, sizeof *col, nni_f64_order);
            value[j] = k % 2 ? col[k / 2] : 0.5 * col[k / 2 - 1] + 0.5 * col[k / 2];
        } else value[j] = k ? sum / (double)k : 0.0;
    }
    nn_mem_free(col, bytes, alloc);
    return NN_OK;
}
NN_DEF nn_status nn_impute(nn_tensor *x, const double *value, nn_error *err)
{
    const size_t d = x->ndim == 2 ? x->shape[1] : 0;
    double *v = nn_f64(x);
    size_t i, n = nn_tensor_count(x);
    if (x->ndim != 2 || x->dtype != NN_F64)
        return nn_error_set(err, NN_E_ARG, "nn_impute: expected x f64 [n,d]");
    for (i = 0; i < n; i++)
        if (v[i] != v[i]) v[i] = value[i % d];
    return NN_OK;
}
/* what draws the rows: mt as NumPy does, or (mt NULL) g */
typedef struct nni_noise { nn_rng *g; nn_mt *mt; const nn_alloc *alloc; } nni_noise;
/* k of the n rows in list (NULL = of all) get the other label */
NNI_FN nn_status nni_noise_flip(int64_t *y, const nni_noise *by, const size_t *list, size_t n, size_t k,
                                nn_error *err)
{
    nn_mt *mt = by->mt;
    const nn_alloc *alloc = by->alloc;
    size_t i, bytes;
    if (n == 0 || k == 0) return NN_OK;
    if (k > n) k = n;
    if (!nn_size_mul(n, sizeof(int64_t) > sizeof(size_t) ? sizeof(int64_t) : sizeof(size_t), &bytes))
        return nn_error_set(err, NN_E_NOMEM, "nn_label_noise: size overflows");
    {
        void *mem = nn_mem_alloc(bytes, alloc);
        if (!mem) return nn_error_set(err, NN_E_NOMEM, "nn_label_noise: out of memory for %zu rows", n);
        if (mt) {
            int64_t *p = (int64_t *)mem;
            nn_mt_permutation(mt, p, n);
            for (i = 0; i < k; i++) { size_t at = list ? list[p[i]] : (size_t)p[i]; y[at] = 1 - y[at]; }
        } else {
            size_t *p = (size_t *)mem;
            for (i = 0; i < n; i++) p[i] = i;
            nn_rng_shuffle(by->g, p, n);
            for (i = 0; i < k; i++) { size_t at = list ? list[p[i]] : p[i]; y[at] = 1 - y[at]; }
        }
        nn_mem_free(mem, bytes, alloc);
    }
    return NN_OK;
}
NN_DEF nn_status nn_label_noise(int64_t *y, const int64_t *z, size_t n, double rate, uint64_t seed,
                                int compat, const nn_alloc *alloc, nn_error *err)
{
    nn_rng g = nn_rng_make(seed, NN_STREAM_NOISE, 0);
    nn_mt mt = NN_ZERO;
    size_t i, bytes, *list, n1 = 0, n0 = 0;
    nni_noise by;
    nn_status s;
    by.g = &g;
    by.mt = compat ? &mt : NULL;
    by.alloc = alloc;
    if (!(rate >= 0.0 && rate <= 1.0))
        return nn_error_set(err, NN_E_ARG, "nn_label_noise: the rate must be in [0, 1], got %g", rate);
    if (compat) nn_mt_seed(&mt, (uint32_t)seed);
    if (!z)
        return nni_noise_flip(y, &by, NULL, n, (size_t)((double)n * rate + (compat ? 0.0 : 1e-9)), err);
    if (!nn_size_mul(n ? n : 1, 2 * sizeof *list, &bytes) ||
        (list = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_label_noise: out of memory for %zu rows", n);
    for (i = 0; i < n; i++) { if (z[i] == 1) list[n1++] = i; else list[n + n0++] = i; }
    s = nni_noise_flip(y, &by, list, n1, (size_t)((double)n1 * rate * 1.5), err);
    if (s == NN_OK) s = nni_noise_flip(y, &by, list + n, n0, (size_t)((double)n0 * rate * 0.5), err);
    nn_mem_free(list, bytes, alloc);
    return s;
}
#endif /* NN_NO_TABULAR */

/* ---- [PROBING] ---------------------------------------------------------- */
#ifndef NN_NO_PROBING
static const char *const nni_probing_names[] = { "none",
                                                 "embedding-to-feature",
                                                 "hidden-to-feature",
                                                 "hidden-to-concept",
                                                 "embedding-to-concept",
                                                 "activation-to-concept" };
NN_DEF const char *nn_probing_strategy_name(nn_probing_strategy s)
{
    return (int)s >= 0 && s <= NN_PROBING_ACTIVATION_TO_CONCEPT ? nni_probing_names[s] : "none";
}
NN_DEF nn_probing_strategy nn_probing_strategy_parse(const char *name)
{
    int i;
    for (i = 1; name && i <= (int)NN_PROBING_ACTIVATION_TO_CONCEPT; i++)
        if (strcmp(name, nni_probing_names[i]) == 0) return (nn_probing_strategy)i;
    return NN_PROBING_NONE;
}
NN_DEF nn_status nn_layers_parse(int64_t *out, size_t cap, size_t *n, const char *text, nn_error *err)
{
    const char *p = text;
    size_t count = 0, left, i, j;
    for (;;) {
        const char *piece = p;
        size_t len = strcspn(p, ","), used;
        int64_t lo = 0, hi, v;
        char name[64];
        if (len < sizeof name) {
            memcpy(name, piece, len);
            name[len] = 0;
        } else {
            memcpy(name, piece, 60);
            memcpy(name + 60, "...", 4);
        }
        while (len && (*p == ' ')) { p++; len--; }
        while (len && p[len - 1] == ' ') len--;
        if (len == 0)
            return nn_error_at(
                err, NN_E_ARG, 0, 1, (size_t)(piece - text) + 1,
                "layers: '%.60s': expected a number or a range at column %zu, got nothing", text,
                (size_t)(piece - text) + 1);
        used = *p >= '0' && *p <= '9' ? nn_i64_parse(p, len, &lo) : 0;
        hi = lo;
        if (used && used < len && p[used] == '-' && p[used + 1] >= '0' && p[used + 1] <= '9') {
            size_t more = nn_i64_parse(p + used + 1, len - used - 1, &hi);
            used = more ? used + 1 + more : 0;
        }
        if (used != len)
            return nn_error_at(
                err, NN_E_ARG, 0, 1, (size_t)(p - text) + 1,
                "layers: column %zu: expected a number or a range like 0-5, got '%s'",
                (size_t)(p - text) + 1, name);
        if (hi < lo)
            return nn_error_at(err, NN_E_ARG, 0, 1, (size_t)(p - text) + 1,
                               "layers: column %zu: the range '%s' runs backward",
                               (size_t)(p - text) + 1, name);
        if ((uint64_t)(hi - lo) >= (uint64_t)cap)
            return nn_error_set(err, NN_E_LIMIT, "layers: '%s' names more than %zu layers", name, cap);
        for (left = (size_t)(hi - lo) + 1, v = lo; left > 0; left--) {   /* in order, once */
            for (i = 0; i < count && out[i] < v; i++) continue;
            if (i == count || out[i] != v) {
                if (count == cap)
                    return nn_error_set(err, NN_E_LIMIT, "layers: more than %zu layers", cap);
                for (j = count++; j > i; j--) out[j] = out[j - 1];
                out[i] = v;
            }
            if (left > 1) v++;                           /* the last may be INT64_MAX */
        }
        p = piece + strcspn(piece, ",");
        if (!*p) break;
        p++;
    }
    *n = count;
    return NN_OK;
}
NN_DEF nn_status nn_probing_check(const nn_probing_desc *d, nn_error *err)
{
    const char *s = nn_probing_strategy_name(d->strategy);
    int feature = d->strategy == NN_PROBING_EMBEDDING_TO_FEATURE ||
                  d->strategy == NN_PROBING_HIDDEN_TO_FEATURE;
    int layered = d->strategy == NN_PROBING_HIDDEN_TO_CONCEPT ||
                  d->strategy == NN_PROBING_ACTIVATION_TO_CONCEPT;
    size_t i;
    if (d->strategy <= NN_PROBING_NONE || d->strategy > NN_PROBING_ACTIVATION_TO_CONCEPT)
        return nn_error_set(err, NN_E_ARG, "probing: no strategy given");
    if (feature && d->n_features == 0)
        return nn_error_set(err, NN_E_ARG,
                        "probing: %s needs a target layer and target features, got none", s);
    if (!feature && d->n_features)
        return nn_error_set(
            err, NN_E_ARG,
            "probing: %s takes no target layer and features: its y is the concept label", s);
    if (layered && d->n_layers == 0)
        return nn_error_set(err, NN_E_ARG, "probing: %s needs layers, got none", s);
    if (!layered && d->n_layers) return nn_error_set(err, NN_E_ARG, "probing: %s takes no layers", s);
    if (d->has_input_layer && d->strategy != NN_PROBING_HIDDEN_TO_FEATURE)
        return nn_error_set(err, NN_E_ARG,
                        "probing: only hidden-to-feature takes an input layer, got it with %s", s);
    if (d->combine == NN_COMBINE_DIFF && d->n_layers != 2)
        return nn_error_set(err, NN_E_ARG, "probing: combine diff needs exactly two layers, got %zu",
                        d->n_layers);
    if (d->rows == NN_ROWS_LAST && d->last == 0)
        return nn_error_set(err, NN_E_ARG, "probing: rows last needs a count of at least 1");
    for (i = 1; i < d->n_layers; i++)
        if (d->layers[i] <= d->layers[i - 1])
            return nn_error_set(err, NN_E_ARG, "probing: layers must ascend without repeats");
    return NN_OK;
}

/* What the files of a run have in common, read off the first good one; 0 = this run does not look at it. */
#define NNI_PROBING_MAX_LAYERS 4096
enum { NNI_EMBEDDINGS = 0, NNI_HIDDEN, NNI_ACTIVATIONS };
static const char *const nni_probing_members[3] = { "embeddings", "hidden_states", "activations" };
typedef struct nni_probing_shape {
    int64_t layers[NNI_PROBING_MAX_LAYERS];
    double  l0[NNI_PROBING_MAX_LAYERS];
    size_t  n_layers, width[3];
    int     needs[3], needs_l0;
} nni_probing_shape;
/* What one file gives to one set, held until the files before it are taken. */
typedef struct nni_probing_piece {
    float *x, *y;
    size_t x_bytes, y_bytes, rows, first;
    double l0;
} nni_probing_piece;
typedef struct nni_probing_file {
    nni_probing_piece *piece;
    int64_t sentence, label;
    nn_status status;
    nn_error err;
} nni_probing_file;
typedef struct nni_probing_run {
    const nn_probing_desc *descs;
    size_t n_sets;
    const nn_probing_source *src;
    const nni_probing_shape *shape;      /* of the first good file; NULL while reading it */
    const char *first_path;
    size_t done;
} nni_probing_run;
/* One file while it is read, and the member in hand. */
typedef struct nni_probing_in {
    const nni_probing_run *run;
    const char *path;
    nn_npz *z;
    nni_probing_shape *sh;
    nni_probing_file *f;
    size_t n;                            /* fragments */
    int member;                          /* of nni_probing_members; m = its number in z */
    size_t m, w;                         /* w = its width */
    nn_tensor whole;                     /* all of it, where it is not read in pieces */
} nni_probing_in;

/* The whole of a small integer or bool member as int64 into out [cap]; *n elements. */
NNI_FN nn_status nni_probing_ints(const nni_probing_in *in, const char *key, int64_t *out,
                                  size_t cap, size_t *n, nn_error *err)
{
    nn_npz *z = in->z;
    const char *path = in->path;
    size_t m = nn_npz_find(z, key), i, count;
    nn_npy_info info;
    nn_tensor t = NN_ZERO;
    nn_status s;
    char a[64];
    if (m == SIZE_MAX)
        return nn_error_set(err, NN_E_FORMAT, "%s: expected an array '%s', there is none",
                        nni_name(a, path), key);
    s = nn_npz_info(z, m, &info, err);
    if (s != NN_OK) return s;
    for (i = 0, count = 1; i < info.ndim; i++) if (!nn_size_mul(count, info.shape[i], &count)) count = SIZE_MAX;
    if (info.ndim > 1 || info.dtype < NN_I8 || info.dtype > NN_BOOL || count > cap)
        return nn_error_set(err, NN_E_FORMAT, "%s: '%s': expected at most %zu integers, got %zu of %s",
                        nni_name(a, path), key, cap, count, nn_dtype_name(info.dtype));
    s = nn_npz_get(z, m, &t, err);
    if (s != NN_OK) return s;
    for (i = 0; i < count; i++) out[i] = (int64_t)nn_tensor_get_f64(&t, i);
    *n = count;
    nn_tensor_free(&t);
    return NN_OK;
}
/* average_l0s, one per layer: integers or floats; without them NaN, which is said in the data set. */
NNI_FN nn_status nni_probing_l0(const nni_probing_in *in, nn_error *err)
{
    nn_npz *z = in->z;
    const char *path = in->path;
    nni_probing_shape *sh = in->sh;
    const size_t m = nn_npz_find(z, "average_l0s");
    nn_tensor t = NN_ZERO;
    nn_npy_info info;
    nn_status s;
    size_t i;
    char a[64];
    for (i = 0; i < sh->n_layers; i++) sh->l0[i] = nni_nan();
    if (m == SIZE_MAX) return NN_OK;
    s = nn_npz_info(z, m, &info, err);
    if (s != NN_OK) return s;
    if (info.ndim != 1 || info.shape[0] != sh->n_layers || info.dtype > NN_BOOL)
        return nn_error_set(err, NN_E_FORMAT,
                        "%s: 'average_l0s': expected %zu values, one per layer, got %zu of %s",
                        nni_name(a, path), sh->n_layers, info.ndim == 1 ? info.shape[0] : (size_t)0,
                        nn_dtype_name(info.dtype));
    s = nn_npz_get(z, m, &t, err);
    if (s != NN_OK) return s;
    for (i = 0; i < sh->n_layers; i++) sh->l0[i] = nn_tensor_get_f64(&t, i);
    nn_tensor_free(&t);
    return NN_OK;
}
/* is_final_token: how many fragments there are, and that the last of them alone is final. */
NNI_FN nn_status nni_probing_final(nni_probing_in *in, nn_error *err)
{
    const char *path = in->path;
    const size_t m = nn_npz_find(in->z, "is_final_token");
    nn_tensor t = NN_ZERO;
    nn_npy_info info;
    size_t i, n, finals = 0, first = SIZE_MAX;
    char a[64];
    nn_status s;
    if (m == SIZE_MAX)
        return nn_error_set(err, NN_E_FORMAT, "%s: expected an array 'is_final_token', there is none",
                        nni_name(a, path));
    s = nn_npz_info(in->z, m, &info, err);
    if (s != NN_OK) return s;
    if (info.dtype < NN_I8 || info.dtype > NN_BOOL || info.ndim != 1)
        return nn_error_set(err, NN_E_FORMAT,
                        "%s: 'is_final_token': expected bool or 0 and 1 of one dimension, got %s of "
                        "%zu", nni_name(a, path), nn_dtype_name(info.dtype), info.ndim);
    s = nn_npz_get(in->z, m, &t, err);
    if (s != NN_OK) return s;
    n = t.shape[0];
    for (i = 0; s == NN_OK && i < n; i++) {
        const double v = nn_tensor_get_f64(&t, i);
        if (v != 0.0 && v != 1.0)
            s = nn_error_set(err, NN_E_FORMAT, "%s: 'is_final_token': expected 0 and 1, row %zu is %g",
                             nni_name(a, path), i, v);
        if (v == 1.0 && finals++ == 0) first = i;
    }
    nn_tensor_free(&t);
    if (s != NN_OK) return s;
    if (finals == 0)
        return nn_error_set(err, NN_E_FORMAT,
                        "%s: no final token: is_final_token is false in all %zu rows",
                        nni_name(a, path), n);
    if (finals > 1 || first + 1 != n)
        return nn_error_set(err, NN_E_FORMAT,
                        "%s: expected the final token in the last row (%zu) only, is_final_token "
                        "is true in %zu rows, the first is %zu",
                        nni_name(a, path), n - 1, finals, first);
    in->n = n;
    return NN_OK;
}
/* Items of the member in hand in C order; of one in Fortran order from the whole, read before. */
NNI_FN nn_status nni_probing_items(const nni_probing_in *in, size_t first, size_t n, nn_tensor *t,
                                   nn_error *err)
{
    const nn_tensor *whole = &in->whole;
    nn_status s;
    if (!whole->data) return nn_npz_get_items(in->z, in->m, first, n, t, err);
    s = nn_tensor_make1(t, whole->dtype, n, &whole->alloc, err);
    if (s == NN_OK && n)
        memcpy(t->data, (const unsigned char *)whole->data + first * whole->itemsize,
               n * whole->itemsize);
    return s;
}
NNI_FN int nni_probing_pos(const nni_probing_shape *sh, int64_t layer, size_t *pos)
{
    for (*pos = 0; *pos < sh->n_layers; ++*pos) if (sh->layers[*pos] == layer) return 1;
    return 0;
}
NNI_FN nn_status nni_probing_layer_missing(const nni_probing_shape *sh, int64_t layer,
                                           const char *path, nn_error *err)
{
    char list[96], a[64];
    size_t i, at = 0;
    list[0] = 0;
    for (i = 0; i < sh->n_layers && at + 24 < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%lld", i ? "," : "",
                               (long long)sh->layers[i]);
    return nn_error_set(err, NN_E_ARG, "%s: layer %lld is not in the file: it has %s%s",
                    nni_name(a, path), (long long)layer, list, i < sh->n_layers ? ",..." : "");
}
NNI_FN int nni_probing_source_of(nn_probing_strategy s)
{
    return s == NN_PROBING_EMBEDDING_TO_FEATURE || s == NN_PROBING_EMBEDDING_TO_CONCEPT ? NNI_EMBEDDINGS
         : s == NN_PROBING_ACTIVATION_TO_CONCEPT ? NNI_ACTIVATIONS : NNI_HIDDEN;
}
/* 1 = the layers become one by mean or difference */
NNI_FN int nni_probing_merges(const nn_probing_desc *d)
{
    return d->n_layers > 1 && d->combine != NN_COMBINE_CONCAT;
}
/* The layer numbers that a set takes x from; one for hidden-to-feature, none for embeddings. */
NNI_FN const int64_t *nni_probing_layers(const nn_probing_desc *d, size_t *n)
{
    if (d->strategy == NN_PROBING_HIDDEN_TO_FEATURE) {
        *n = 1;
        return d->has_input_layer ? &d->input_layer : &d->target_layer;
    }
    *n = d->n_layers;
    return d->layers;
}
/* Shapes and layers of one file, and how many fragments it has. */
NNI_FN nn_status nni_probing_look(nni_probing_in *in, nn_error *err)
{
    nn_npz *z = in->z;
    const char *path = in->path;
    const nni_probing_run *run = in->run;
    nni_probing_shape *sh = in->sh;
    size_t n, i, m;
    nn_npy_info info;
    nn_status s;
    char a[64];
    for (i = 0; i < 3; i++) { sh->needs[i] = 0; sh->width[i] = 0; }
    sh->needs_l0 = 0;
    sh->n_layers = 0;
    for (i = 0; i < run->n_sets; i++) {
        sh->needs[nni_probing_source_of(run->descs[i].strategy)] = 1;
        if (run->descs[i].n_features) sh->needs[NNI_ACTIVATIONS] = sh->needs_l0 = 1;
    }
    s = nni_probing_final(in, err);
    if (s != NN_OK) return s;
    n = in->n;
    if (sh->needs[NNI_HIDDEN] || sh->needs[NNI_ACTIVATIONS]) {
        s = nni_probing_ints(in, "layers", sh->layers, NNI_PROBING_MAX_LAYERS, &sh->n_layers, err);
        if (s != NN_OK) return s;
    }
    if (sh->needs_l0) {
        s = nni_probing_l0(in, err);
        if (s != NN_OK) return s;
    }
    for (i = 0; i < 3; i++) {
        size_t dims = i == NNI_EMBEDDINGS ? 2 : 3;
        if (!sh->needs[i]) continue;
        m = nn_npz_find(z, nni_probing_members[i]);
        if (m == SIZE_MAX)
            return nn_error_set(err, NN_E_FORMAT, "%s: expected an array '%s', there is none",
                            nni_name(a, path), nni_probing_members[i]);
        s = nn_npz_info(z, m, &info, err);
        if (s != NN_OK) return s;
        if (info.ndim != dims || (info.dtype != NN_F16 && info.dtype != NN_F32 && info.dtype != NN_F64))
            return nn_error_set(err, NN_E_FORMAT,
                            "%s: '%s': expected f16 or f32 of %zu dimensions, got %s of %zu",
                            nni_name(a, path), nni_probing_members[i], dims,
                            nn_dtype_name(info.dtype), info.ndim);
        if (dims == 3 && info.shape[0] != sh->n_layers)
            return nn_error_set(err, NN_E_FORMAT,
                            "%s: '%s': expected %zu layers, as 'layers' has, got %zu",
                            nni_name(a, path), nni_probing_members[i], sh->n_layers, info.shape[0]);
        if (info.shape[dims - 2] != n)
            return nn_error_set(err, NN_E_FORMAT,
                            "%s: '%s': expected %zu fragments, as 'is_final_token' has, got %zu",
                            nni_name(a, path), nni_probing_members[i], n, info.shape[dims - 2]);
        sh->width[i] = info.shape[dims - 1];
    }
    if (run->shape) {                                   /* as the first file? */
        const nni_probing_shape *f = run->shape;
        char b[64];
        for (i = 0; i < 3; i++) if (sh->width[i] != f->width[i])
                return nn_error_set(err, NN_E_FORMAT, "%s: '%s' has width %zu, in %s it has %zu",
                                nni_name(a, path), nni_probing_members[i], sh->width[i],
                                nni_name(b, run->first_path), f->width[i]);
        if (sh->n_layers != f->n_layers)
            return nn_error_set(err, NN_E_FORMAT, "%s: has %zu layers, %s has %zu", nni_name(a, path),
                            sh->n_layers, nni_name(b, run->first_path), f->n_layers);
        /* the same layers; their order may differ, the numbers decide */
        for (i = 0; i < sh->n_layers; i++) {
            size_t pos;
            if (!nni_probing_pos(sh, f->layers[i], &pos))
                return nn_error_set(err, NN_E_FORMAT, "%s: has no layer %lld, %s has it",
                                nni_name(a, path), (long long)f->layers[i],
                                nni_name(b, run->first_path));
        }
    }
    return NN_OK;
}
NNI_FN void nni_probing_piece_free(nni_probing_piece *p, const nn_alloc *al)
{
    nn_mem_free(p->x, p->x_bytes, al);
    nn_mem_free(p->y, p->y_bytes, al);
    memset(p, 0, sizeof *p);
}
/* One value of a float row as float. */
NNI_FN float nni_probing_value(const nn_tensor *t, size_t i)
{
    return t->dtype == NN_F32 ? ((const float *)t->data)[i] :
           t->dtype == NN_F16 ? nn_f16_to_f32(((const uint16_t *)t->data)[i]) :
                                (float)((const double *)t->data)[i];
}
/* what is said of a number that is not one; `why` adds to it */
NNI_FN nn_status nni_probing_finite(const nni_probing_in *in, int64_t layer, size_t row,
                                    const char *why, nn_error *err)
{
    char a[64];
    return nn_error_set(err, NN_E_FORMAT,
                    "%s: '%s' layer %lld row %zu: expected finite numbers, got NaN or infinity%s",
                    nni_name(a, in->path), nni_probing_members[in->member], (long long)layer, row,
                    why);
}
/* sentence_index, and the concept's label where a set's y is that */
NNI_FN nn_status nni_probing_labels(const nni_probing_in *in, nn_error *err)
{
    size_t i, one;
    nn_status s = nni_probing_ints(in, "sentence_index", &in->f->sentence, 1, &one, err);
    if (s == NN_OK && one != 1)
        s = nn_error_set(err, NN_E_FORMAT, "%s: 'sentence_index' is empty", in->path);
    for (i = 0; s == NN_OK && i < in->run->n_sets; i++) {
        if (in->run->descs[i].n_features) continue;
        s = nni_probing_ints(in, "concept_strength_label", &in->f->label, 1, &one, err);
        if (s == NN_OK && one != 1)
            s = nn_error_set(err, NN_E_FORMAT, "%s: 'concept_strength_label' is empty", in->path);
        break;
    }
    return s;
}
/* are the layers and features that set i wants in the file? */
NNI_FN nn_status nni_probing_wants(const nni_probing_in *in, size_t i, nn_error *err)
{
    const nn_probing_desc *d = &in->run->descs[i];
    const nni_probing_shape *sh = in->sh;
    size_t nl, l, j, pos;
    const int64_t *ls = nni_probing_layers(d, &nl);
    for (l = 0; l < nl; l++)
        if (!nni_probing_pos(sh, ls[l], &pos))
            return nni_probing_layer_missing(sh, ls[l], in->path, err);
    if (!d->n_features) return NN_OK;
    if (!nni_probing_pos(sh, d->target_layer, &pos))
        return nni_probing_layer_missing(sh, d->target_layer, in->path, err);
    in->f->piece[i].l0 = sh->l0[pos];
    for (j = 0; j < d->n_features; j++)
        if (d->features[j] < 0 || (uint64_t)d->features[j] >= sh->width[NNI_ACTIVATIONS])
            return nn_error_set(err, NN_E_ARG,
                         "probing: feature %lld is out of range: the files have %zu, "
                         "numbered from 0",
                         (long long)d->features[j], sh->width[NNI_ACTIVATIONS]);
    return NN_OK;
}
/* room for what the file gives to set i */
NNI_FN nn_status nni_probing_piece_make(const nni_probing_in *in, size_t i, nn_error *err)
{
    const nn_alloc *al = &in->run->src->file.alloc;
    const nn_probing_desc *d = &in->run->descs[i];
    nni_probing_piece *p = &in->f->piece[i];
    size_t nl, cells, k = in->sh->width[nni_probing_source_of(d->strategy)];
    (void)nni_probing_layers(d, &nl);
    p->rows = d->rows == NN_ROWS_FINAL ? 1 :
              d->rows == NN_ROWS_ALL || d->last > in->n ? in->n : d->last;
    p->first = in->n - p->rows;
    if (nl > 1 && d->combine == NN_COMBINE_CONCAT && !nn_size_mul(k, nl, &k))
        return nn_error_set(err, NN_E_NOMEM, "probing: size overflows");
    if (!nn_size_mul(p->rows, k, &cells) || !nn_size_mul(cells, sizeof(float), &p->x_bytes) ||
        !nn_size_mul(p->rows * d->n_features, sizeof(float), &p->y_bytes))
        return nn_error_set(err, NN_E_NOMEM, "probing: size overflows");
    if (p->x_bytes && (p->x = (float *)nn_mem_alloc(p->x_bytes, al)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "probing: out of memory");
    if (p->y_bytes && (p->y = (float *)nn_mem_alloc(p->y_bytes, al)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "probing: out of memory");
    return NN_OK;
}
/* Does set i take x from this layer of the member in hand as it stands (mean and diff are made
 * later), and its y? */
NNI_FN int nni_probing_is_x(const nni_probing_in *in, size_t i, int64_t layer)
{
    const nn_probing_desc *d = &in->run->descs[i];
    size_t nl, l;
    const int64_t *ls = nni_probing_layers(d, &nl);
    if (nni_probing_source_of(d->strategy) != in->member || nni_probing_merges(d)) return 0;
    if (in->member == NNI_EMBEDDINGS) return 1;
    for (l = 0; l < nl; l++) if (ls[l] == layer) return 1;
    return 0;
}
NNI_FN int nni_probing_is_y(const nni_probing_in *in, size_t i, int64_t layer)
{
    const nn_probing_desc *d = &in->run->descs[i];
    return d->n_features && in->member == NNI_ACTIVATIONS && d->target_layer == layer;
}
/* t holds the layer's rows from `from` on: x of set i, one block of columns per layer */
NNI_FN nn_status nni_probing_put_x(const nni_probing_in *in, size_t i, const nn_tensor *t,
                                   int64_t layer, size_t from, nn_error *err)
{
    nni_probing_piece *p = &in->f->piece[i];
    const size_t w = in->w;
    size_t nl, l, r, c;
    const int64_t *ls = nni_probing_layers(&in->run->descs[i], &nl);
    for (l = 0; l < (nl ? nl : 1); l++) {
        if (nl && ls[l] != layer) continue;
        for (r = 0; r < p->rows; r++) {
            const size_t row = (p->first + r - from) * w;
            float *x = p->x + r * w * (nl ? nl : 1) + l * w;
            for (c = 0; c < w; c++) {
                const float v = nni_probing_value(t, row + c);
                if (!(v - v == 0.0f))
                    return nni_probing_finite(in, layer, p->first + r,
                                              t->dtype == NN_F16 ? " (overflowed f16?)" : "", err);
                x[c] = v;
            }
        }
    }
    return NN_OK;
}
/* the same rows: the wanted features as y of set i */
NNI_FN nn_status nni_probing_put_y(const nni_probing_in *in, size_t i, const nn_tensor *t,
                                   int64_t layer, size_t from, nn_error *err)
{
    const nn_probing_desc *d = &in->run->descs[i];
    nni_probing_piece *p = &in->f->piece[i];
    size_t r, j;
    for (r = 0; r < p->rows; r++)
        for (j = 0; j < d->n_features; j++) {
            const size_t at = (p->first + r - from) * in->w + (size_t)d->features[j];
            const float v = nni_probing_value(t, at);
            if (!(v - v == 0.0f)) return nni_probing_finite(in, layer, p->first + r, "", err);
            p->y[r * d->n_features + j] = v;
        }
    return NN_OK;
}
/* One layer of the member in hand, read once from the first row that anybody wants. */
NNI_FN nn_status nni_probing_layer(const nni_probing_in *in, size_t pos, nn_error *err)
{
    const int64_t layer = in->member == NNI_EMBEDDINGS ? -1 : in->sh->layers[pos];
    size_t i, from = in->n;
    int wanted = 0;
    nn_tensor t = NN_ZERO;
    nn_status s;
    for (i = 0; i < in->run->n_sets; i++) {
        if (!nni_probing_is_x(in, i, layer) && !nni_probing_is_y(in, i, layer)) continue;
        wanted = 1;
        if (in->f->piece[i].first < from) from = in->f->piece[i].first;
    }
    if (!wanted) return NN_OK;
    s = nni_probing_items(in, (pos * in->n + from) * in->w, (in->n - from) * in->w, &t, err);
    for (i = 0; s == NN_OK && i < in->run->n_sets; i++) {
        if (nni_probing_is_x(in, i, layer)) s = nni_probing_put_x(in, i, &t, layer, from, err);
        if (s == NN_OK && nni_probing_is_y(in, i, layer))
            s = nni_probing_put_y(in, i, &t, layer, from, err);
    }
    nn_tensor_free(&t);
    return s;
}
/* Row r of set i as mean or difference of its layers: in double, in ascending order of their
 * numbers. sum [w] is scratch. */
NNI_FN nn_status nni_probing_merge_row(const nni_probing_in *in, size_t i, size_t r, double *sum,
                                       nn_error *err)
{
    const nn_probing_desc *d = &in->run->descs[i];
    const size_t w = in->w, row = in->f->piece[i].first + r;
    float *x = in->f->piece[i].x + r * w;
    size_t nl, l, c, pos;
    const int64_t *ls = nni_probing_layers(d, &nl);
    for (l = 0; l < nl; l++) {
        nn_tensor t = NN_ZERO;
        nn_status s;
        (void)nni_probing_pos(in->sh, ls[l], &pos);
        s = nni_probing_items(in, (pos * in->n + row) * w, w, &t, err);
        for (c = 0; s == NN_OK && c < w; c++) {
            const double v = (double)nni_probing_value(&t, c);
            if (!(v - v == 0.0)) s = nni_probing_finite(in, ls[l], row, "", err);
            if (d->combine == NN_COMBINE_MEAN) sum[c] += v;
            else sum[c] = l ? v - sum[c] : v;
        }
        nn_tensor_free(&t);
        if (s != NN_OK) return s;
    }
    for (c = 0; c < w; c++)
        x[c] = (float)(d->combine == NN_COMBINE_MEAN ? sum[c] / (double)nl : sum[c]);
    return NN_OK;
}
/* The member in hand: its layers in one ascending pass, then what is merged of them. */
NNI_FN nn_status nni_probing_member(nni_probing_in *in, nn_error *err)
{
    const nni_probing_run *run = in->run;
    const nn_alloc *al = &run->src->file.alloc;
    const size_t layers = in->member == NNI_EMBEDDINGS ? 1 : in->sh->n_layers;
    const size_t room = in->w ? in->w : 1;
    size_t i, r, pos;
    nn_npy_info info;
    nn_status s = nn_npz_info(in->z, in->m, &info, err);
    if (s == NN_OK && (run->src->verify || (info.fortran && info.ndim > 1)))
        s = nn_npz_get(in->z, in->m, &in->whole, err);
    for (pos = 0; s == NN_OK && pos < layers; pos++) s = nni_probing_layer(in, pos, err);
    for (i = 0; s == NN_OK && i < run->n_sets; i++) {
        const nn_probing_desc *d = &run->descs[i];
        if (nni_probing_source_of(d->strategy) != in->member || !nni_probing_merges(d)) continue;
        for (r = 0; s == NN_OK && r < in->f->piece[i].rows; r++) {
            double *sum = (double *)nni_new(room, sizeof *sum, al);
            if (!sum) return nn_error_set(err, NN_E_NOMEM, "probing: out of memory");
            s = nni_probing_merge_row(in, i, r, sum, err);
            nn_mem_free(sum, room * sizeof *sum, al);
        }
    }
    return s;
}
/* Read one file: every member in one ascending pass, each wanted layer once, handed to all the sets
 * that want it. */
NNI_FN nn_status nni_probing_read(const nni_probing_run *run, const char *path,
                                  nni_probing_shape *sh, nni_probing_file *f, nn_error *err)
{
    nni_probing_in in;
    size_t i;
    nn_status s;
    memset(&in, 0, sizeof in);
    in.run = run;
    in.path = path;
    in.sh = sh;
    in.f = f;
    s = nn_npz_open(&in.z, path, &run->src->file, err);
    if (s == NN_OK) s = nni_probing_look(&in, err);
    if (s == NN_OK) s = nni_probing_labels(&in, err);
    for (i = 0; s == NN_OK && i < run->n_sets; i++) {
        s = nni_probing_wants(&in, i, err);
        if (s == NN_OK) s = nni_probing_piece_make(&in, i, err);
    }
    for (in.member = 0; s == NN_OK && in.member < 3; in.member++) {
        if (!sh->needs[in.member]) continue;
        in.m = nn_npz_find(in.z, nni_probing_members[in.member]);
        in.w = sh->width[in.member];
        if (in.m != SIZE_MAX) s = nni_probing_member(&in, err);
        nn_tensor_free(&in.whole);
    }
    nn_npz_close(in.z);
    if (s != NN_OK)
        for (i = 0; i < run->n_sets; i++) nni_probing_piece_free(&f->piece[i], &run->src->file.alloc);
    return s;
}
NN_DEF void nn_probing_set_free(nn_probing_set *s)
{
    nn_tensor_free(&s->X);
    nn_tensor_free(&s->y);
    nn_tensor_free(&s->sentence);
    nn_tensor_free(&s->fragment);
    nn_tensor_free(&s->file);
    nn_buf_free(&s->skipped);
    s->n_skipped = 0;
    s->average_l0 = 0;
}
/* The sentences seen so far and their files: open addressing, twice as many places as files. */
/* file + 1; 0 = free */
typedef struct nni_probing_seen { int64_t sentence; size_t file; } nni_probing_seen;
/* Room for `rows` rows of t, whose later dimensions are set; `guess` rows at once the first time.
 * Only what is written costs memory. */
NNI_FN nn_status nni_probing_room(nn_tensor *t, size_t rows, size_t guess, nn_error *err)
{
    size_t row = t->itemsize, bytes, i;
    void *p;
    int fits = 1;
    for (i = 1; i < t->ndim; i++) fits = fits && nn_size_mul(row, t->shape[i], &row);
    fits = fits && nn_size_mul(row, rows, &bytes);
    if (fits && t->data && bytes <= t->capacity) return NN_OK;
    if (fits)
        fits = t->data ? nn_size_add(bytes, bytes / 2, &bytes) :
                         nn_size_mul(row, guess > rows ? guess : rows, &bytes);
    if (fits && bytes == 0) bytes = 1;
    p = fits ? nn_mem_resize(t->data, t->capacity, bytes, &t->alloc) : NULL;
    if (!p) return nn_error_set(err, NN_E_NOMEM, "probing: out of memory for %zu rows", rows);
    t->data = p;
    t->capacity = bytes;
    return NN_OK;
}
NNI_FN void nni_probing_trim(nn_tensor *t)              /* give back what the guess had too much */
{
    size_t bytes = nn_tensor_bytes(t);
    void *p = bytes && bytes < t->capacity ? nn_mem_resize(t->data, t->capacity, bytes, &t->alloc) : NULL;
    if (p) { t->data = p; t->capacity = bytes; }
}
NNI_FN void nni_probing_set_make(nn_probing_set *out, const nn_probing_desc *d,
                                 const nni_probing_shape *shape, const nn_alloc *al)
{
    size_t nl, none[2] = { 0, 0 }, width = shape->width[nni_probing_source_of(d->strategy)];
    (void)nni_probing_layers(d, &nl);
    none[1] = nl > 1 && d->combine == NN_COMBINE_CONCAT ? width * nl : width;
    out->X = nn_tensor_view(NULL, NN_F32, 2, none);
    none[1] = d->n_features;
    out->y = nn_tensor_view(NULL, d->n_features ? NN_F32 : NN_I64, d->n_features > 1 ? 2 : 1, none);
    out->sentence = out->fragment = out->file = nn_tensor_view(NULL, NN_I64, 1, none);
    out->X.alloc = out->y.alloc = out->sentence.alloc = out->fragment.alloc = out->file.alloc = *al;
}
/* the identities met so far, in an open hash of `places`, a power of two */
typedef struct nni_probing_met { nni_probing_seen *seen; size_t places; } nni_probing_met;
/* File f was read, or not: its rows go behind those of the files before it, or its fault to the
 * list of skipped ones. */
NNI_FN nn_status nni_probing_take(nn_probing_set *made, const nni_probing_run *run, size_t f,
                                  nni_probing_file *fl, const nni_probing_met *met, nn_error *err)
{
    nni_probing_seen *seen = met->seen;
    const size_t places = met->places;
    const nn_probing_source *src = run->src;
    const nn_alloc *al = &src->file.alloc;
    nn_status s = NN_OK;
    size_t i, r, at;
    char a[64], b[64];
    if (fl->status == NN_OK) {                          /* an identity that occurs twice? */
        for (at = (size_t)(((uint64_t)fl->sentence * UINT64_C(0x9E3779B97F4A7C15)) >> 32) &
                  (places - 1);
             seen[at].file && seen[at].sentence != fl->sentence;)
            at = (at + 1) & (places - 1);
        if (seen[at].file)
            fl->status =
                nn_error_set(&fl->err, NN_E_FORMAT, "%s: sentence_index %lld occurs already in %s",
                         nni_name(a, src->paths[f]), (long long)fl->sentence,
                         nni_name(b, src->paths[seen[at].file - 1]));
        else { seen[at].sentence = fl->sentence; seen[at].file = f + 1; }
    }
    if (fl->status != NN_OK &&
        (!src->skip_bad || fl->status == NN_E_ARG || fl->status == NN_E_NOMEM)) {
        if (err) *err = fl->err;
        s = fl->status;
    }
    for (i = 0; s == NN_OK && i < run->n_sets; i++) {
        nn_probing_set *out = &made[i];
        const nni_probing_piece *p = &fl->piece[i];
        size_t n = out->X.shape[0], k = out->X.shape[1], m = run->descs[i].n_features,
               want = n + p->rows, guess = 0;
        if (fl->status != NN_OK) {
            s = nn_buf_text(&out->skipped, fl->err.msg, err);
            if (s == NN_OK) s = nn_buf_text(&out->skipped, "\n", err);
            out->n_skipped++;
            continue;
        }
        if (!nn_size_mul(p->rows, src->n_paths - f, &guess)) guess = want;
        s = nni_probing_room(&out->X, want, guess, err);
        if (s == NN_OK) s = nni_probing_room(&out->y, want, guess, err);
        if (s == NN_OK) s = nni_probing_room(&out->sentence, want, guess, err);
        if (s == NN_OK) s = nni_probing_room(&out->fragment, want, guess, err);
        if (s == NN_OK) s = nni_probing_room(&out->file, want, guess, err);
        if (s != NN_OK) break;
        if (p->x_bytes) memcpy(nn_f32(&out->X) + n * k, p->x, p->x_bytes);
        if (p->y_bytes) memcpy(nn_f32(&out->y) + n * m, p->y, p->y_bytes);
        for (r = 0; r < p->rows; r++) {
            nn_i64(&out->sentence)[n + r] = fl->sentence;
            nn_i64(&out->fragment)[n + r] = (int64_t)(p->first + r);
            nn_i64(&out->file)[n + r] = (int64_t)f;
            if (!m) nn_i64(&out->y)[n + r] = fl->label;
        }
        out->X.shape[0] = out->y.shape[0] = out->sentence.shape[0] = out->fragment.shape[0] =
            out->file.shape[0] = want;
        out->average_l0 += p->l0;                       /* a sum until the end */
    }
    for (i = 0; i < run->n_sets; i++) nni_probing_piece_free(&fl->piece[i], al);
    return s;
}
NN_DEF nn_status nn_probing_build(nn_probing_set *sets, const nn_probing_desc *descs, size_t n_sets,
                                  const nn_probing_source *src, nn_error *err)
{
    nni_probing_run run;
    nni_probing_shape *shape, *scratch;
    const nn_alloc *al = &src->file.alloc;
    nni_probing_piece *pieces;
    nni_probing_file *files;
    nn_probing_set *made;
    nni_probing_seen *seen;
    nni_probing_met met;
    nn_error why = NN_ZERO;
    nn_status s = NN_OK;
    size_t i, f, at, batch, cells = 0, places = 16, good = 0, bytes;
    int threads = nn_thread_count(src->threads), stop = 0;
    if ((s = nn_arithmetic_check("nn_probing_build", err)) != NN_OK) return s;
    for (i = 0; i < n_sets; i++) { s = nn_probing_check(&descs[i], err); if (s != NN_OK) return s; }
    if (n_sets == 0 || src->n_paths == 0)
        return nn_error_set(err, NN_E_ARG,
                        "probing: expected at least one data set and one file, got %zu and %zu",
                        n_sets, src->n_paths);
    memset(&run, 0, sizeof run);
    run.descs = descs;
    run.n_sets = n_sets;
    run.src = src;
    batch = threads > 1 ? 4 * (size_t)threads : 1;      /* files whose rows are held beside X */
    while (places < 2 * src->n_paths && places <= SIZE_MAX / 4) places *= 2;
    if (!nn_size_mul(batch, n_sets, &cells) || !nn_size_mul(places, sizeof *seen, &bytes))
        return nn_error_set(err, NN_E_NOMEM, "probing: size overflows");
    shape   = (nni_probing_shape *)nni_new(1, sizeof *shape, al);
    scratch = (nni_probing_shape *)nni_new((size_t)threads, sizeof *scratch, al);
    files   = (nni_probing_file *)nni_new(batch, sizeof *files, al);
    pieces  = (nni_probing_piece *)nni_new(cells, sizeof *pieces, al);
    made    = (nn_probing_set *)nni_new(n_sets, sizeof *made, al);
    seen    = (nni_probing_seen *)nni_new(places, sizeof *seen, al);
    met.seen = seen;
    met.places = places;
    if (!shape || !scratch || !files || !pieces || !made || !seen)
        s = nn_error_set(err, NN_E_NOMEM, "probing: out of memory for %zu files", src->n_paths);
    for (f = 0; s == NN_OK && f < batch; f++) files[f].piece = pieces + f * n_sets;
    for (i = 0; s == NN_OK && i < n_sets; i++) made[i].skipped.alloc = *al;
    for (at = 0; s == NN_OK && at < src->n_paths && !stop; ) {
        /* alone up to the first good file, which says what all must look like; then several at a
         * time, taken in the order of the files */
        size_t n = !run.shape ? 1 : src->n_paths - at < batch ? src->n_paths - at : batch;
        long long k, total = (long long)n;
        NN_OMP(parallel for schedule(dynamic) num_threads(threads) if (threads > 1 && n > 1))
        for (k = 0; k < total; k++) {
            int me = 0, halt;
#ifdef _OPENMP
            me = omp_get_thread_num();
#endif
            NN_OMP(atomic read)
            halt = stop;
            if (halt) continue;
            memset(&files[k].err, 0, sizeof files[k].err);
            files[k].status =
                nni_probing_read(&run, src->paths[at + (size_t)k], run.shape ? scratch + me : shape,
                                 &files[k], &files[k].err);
            NN_OMP(critical(nni_probing))
            {
                run.done++;
                if (src->progress && src->progress(run.done, src->n_paths, src->user)) {
                    NN_OMP(atomic write)
                    stop = 1;
                }
            }
        }
        if (stop) {
            s = nn_error_set(err, NN_E_STOPPED, "probing: stopped after %zu of %zu files", run.done,
                         src->n_paths);
            break;
        }
        if (!run.shape && files[0].status == NN_OK) {
            run.shape = shape;
            run.first_path = src->paths[at];
            for (i = 0; i < n_sets; i++) nni_probing_set_make(&made[i], &descs[i], shape, al);
        }
        /* the first failure in this order is the same whatever the threads did */
        for (f = 0; s == NN_OK && f < n; f++) {
            s = nni_probing_take(made, &run, at + f, &files[f], &met, err);
            if (files[f].status == NN_OK) good++;
            else if (at + f == 0) why = files[f].err;
        }
        at += n;
    }
    if (s == NN_OK && !good) { if (err) *err = why; s = why.status; }
    for (i = 0; s == NN_OK && i < n_sets; i++) {
        made[i].average_l0 /= (double)good;
        nni_probing_trim(&made[i].X);
        nni_probing_trim(&made[i].y);
    }
    if (s == NN_OK) for (i = 0; i < n_sets; i++) sets[i] = made[i];
    else for (i = 0; made && i < n_sets; i++) nn_probing_set_free(&made[i]);
    for (i = 0; pieces && i < cells; i++) nni_probing_piece_free(&pieces[i], al);
    nn_mem_free(seen, places * sizeof *seen, al);
    nn_mem_free(made, n_sets * sizeof *made, al);
    nn_mem_free(pieces, cells * sizeof *pieces, al);
    nn_mem_free(files, batch * sizeof *files, al);
    nn_mem_free(scratch, (size_t)threads * sizeof *scratch, al);
    nn_mem_free(shape, sizeof *shape, al);
    return s;
}
#endif /* NN_NO_PROBING */

#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_DATA_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
