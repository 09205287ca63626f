/* nn_sig.h - v0.1.0 - what a model became: activation signatures and records, in plain C99
 *
 * DOES      Captures activations, makes signatures of them (statistics, PCA, SVD, Fourier, entropy, clusters), formats prompt and
 *           completion records, parses and scores completions.
 * DOES NOT  Train (nn_train.h), open files (nn_fmt.h), print, or keep global state.
 * NEEDS     nn_mlp.h, nn_data.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_sig.h"
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [CAPTURE] [SIGNATURE] [GATES] [RECORD] [PARSE]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_SIG_H_INCLUDED
#define NN_SIG_H_INCLUDED
#include "nn_mlp.h"
#include "nn_data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [CAPTURE] activations per layer ==================================== */
/* What a model does on a probe set: every linear layer's output before its activation and after it. */
typedef struct nn_capture {
    size_t n_rows, n_layers;
    const nn_mlp *model;        /* not owned; must outlive the capture */
    nn_mlp_work work;           /* holds the values */
} nn_capture;
/* nn_capture_run: one forward pass of n rows (all at once; n >= 1). params NULL = the model's own, else as nn_mlp_run. *c zeroed or freed before. */
NN_DEF nn_status nn_capture_run(nn_capture *c, const nn_mlp *m, nn_mlp_input in, size_t n, const float *params, const nn_alloc *alloc, nn_error *err);
/* nn_capture_layer: [n_rows, width of layer l] packed; post 0 = before, 1 = after the activation. */
NN_DEF const float *nn_capture_layer(const nn_capture *c, size_t l, int post);
NN_DEF void nn_capture_free(nn_capture *c);

/* ==== [SIGNATURE] signatures ============================================= */
/* Per neuron (column) of activations x [N]:
 *   mean; std = sqrt(sum (x - mean)^2 / N); max; min; sparsity = share of |x| < sparsity_below
 *   pca            its loadings on the first pca_components principal axes of the layer's centred [N, neurons] matrix (unit axes; the loading of
 *                  largest magnitude is positive, ties to the lowest neuron); svd: the same uncentred (right singular vectors)
 *   fourier        the n largest |sum_t x_t exp(-2 pi i f t / N)|, f = 0 .. N/2, over probe order, ascending
 *   entropy        -sum p log2 p over `bins` equal bins from min to max (the last one closed), p = count / N; 0 when constant
 *   clustering     centres of the best 1-D k-means partition (global optimum by dynamic programming), ascending
 *   pattern_wise   mean per group of rows, groups in the order of their numbers
 * Everything in double with the fixed order of NUMERICS.md section 2. Lists are cut to what exists: min(n, N, neurons) axes, N/2 + 1 bins, N centres. */
typedef enum nn_sig_method {
    NN_SIG_MEAN = 0, NN_SIG_STD, NN_SIG_MAX, NN_SIG_MIN, NN_SIG_SPARSITY, NN_SIG_PCA, NN_SIG_SVD, NN_SIG_FOURIER, NN_SIG_ENTROPY, NN_SIG_CLUSTERING,
    NN_SIG_PATTERN_WISE, NN_SIG_METHODS
} nn_sig_method;
NN_DEF const char *nn_sig_method_name(nn_sig_method m);      /* "mean", ..., "pattern_wise" */
NN_DEF int nn_sig_method_parse(const char *name);            /* -1 when unknown */
typedef struct nn_signature_desc {
    unsigned methods;           /* bit 1 << NN_SIG_...; 0 = mean and std                        */
    size_t pca_components;      /* 0 = 3 */
    size_t svd_components;      /* 0 = 2 */
    size_t fourier_frequencies; /* 0 = 1 */
    size_t entropy_bins;        /* 0 = 20 */
    size_t clusters;            /* 0 = 2 */
    double sparsity_below;      /* 0 = 1e-3 */
    const int32_t *group;       /* pattern_wise: [N], 0 .. n_groups-1                           */
    size_t n_groups;
    int    post_activation;     /* nn_signature_make: 1 = after the activation                  */
    nn_alloc alloc;
} nn_signature_desc;
typedef struct nn_signature_part { nn_sig_method method; size_t offset, count; int is_list; } nn_signature_part;
typedef struct nn_signature_layer {
    char   key[16];             /* "0", "2", "4", ...: the index in the model's Sequential      */
    size_t neurons, rows, width, n_parts;
    nn_signature_part part[NN_SIG_METHODS];      /* where a method's values stand in a row      */
    double *values;             /* [neurons, width]                                             */
} nn_signature_layer;
typedef struct nn_signature {
    size_t n_layers;
    nn_signature_layer *layers;
    void  *block; size_t bytes; nn_alloc alloc;
} nn_signature;
/* nn_signature_layout: fills part, n_parts and width for N rows and `neurons` columns; NN_E_ARG for a bad desc (groups missing). */
NN_DEF nn_status nn_signature_layout(nn_signature_layer *layer, const nn_signature_desc *d, size_t rows, size_t neurons, nn_error *err);
/* nn_signature_values: out [neurons, width] of plain activations x [rows, neurons], ldx floats between rows (0 = neurons). rows >= 1.
 * NN_E_NONFINITE when an activation is NaN or Inf. */
NN_DEF nn_status nn_signature_values(double *out, const nn_signature_layer *layout, const float *x, size_t ldx, const nn_signature_desc *d, nn_error *err);
/* nn_signature_make: every layer of a capture, the logits' layer included. *s zeroed or freed before; free with nn_signature_free. */
NN_DEF nn_status nn_signature_make(nn_signature *s, const nn_capture *c, const nn_signature_desc *d, nn_error *err);
NN_DEF void nn_signature_free(nn_signature *s);
/* nn_kmeans1: centres [k], ascending, of the best partition of x [n] into k runs of the sorted values (1 <= k <= n); ties: the earliest cut.
 * Returns the sum of squared distances through *cost (may be NULL). */
NN_DEF nn_status nn_kmeans1(double *centres, double *cost, const double *x, size_t n, size_t k, const nn_alloc *alloc, nn_error *err);

/* ==== [GATES] is this example good enough ================================ */
/* WORKFLOWS.md section 2, "The three gates". Accuracies are shares 0..1 on held-out rows, per pattern. All fields literal. */
typedef struct nn_gate_desc {
    double min_pattern_improvement, min_degradation_threshold;   /* gate 1: the target rises by at least the larger one          */
    int    pattern_specific;                                     /* gate 2: ... and by specific_margin more than the others' mean */
    double specific_margin;                                      /*         0.02                                                  */
    double max_other_degradation;                                /* gate 3: no other loses more than this and more than 2 se      */
} nn_gate_desc;
NN_DEF nn_gate_desc nn_gate_desc_default(void);                  /* 0.05, 0.05, 1, 0.02, 0.02 */
typedef struct nn_gate_pattern {
    double before, after;       /* accuracy of the degraded and of the improved model             */
    double std_error;           /* of after - before                                             */
    int    related;             /* 1 = its set contains or lies in the target's: not an "other"  */
} nn_gate_pattern;
typedef enum nn_gate_verdict { NN_GATE_PASSED = 0, NN_GATE_IMPROVEMENT, NN_GATE_SPECIFIC, NN_GATE_OTHERS } nn_gate_verdict;
NN_DEF const char *nn_gate_name(nn_gate_verdict v);              /* "passed", "target_improvement", "pattern_specific", "other_degradation" */
typedef struct nn_gate_report {
    nn_gate_verdict verdict;    /* the first gate that refused                                   */
    double target_gain, others_mean_gain, worst_loss;            /* 0 where there are no others   */
    size_t n_others, worst;     /* worst: index of the pattern that lost most (n when none)       */
} nn_gate_report;
/* nn_gates_apply: comparisons allow 1e-9 for rounding (0.85 - 0.80 reaches 0.05). Without others, gates 2 and 3 pass. */
NN_DEF nn_gate_report nn_gates_apply(const nn_gate_desc *d, const nn_gate_pattern *p, size_t n, size_t target);
/* nn_paired_std_error: of the difference of two accuracies on the same n rows, where `gained` rows became right and `lost` became wrong. */
NN_DEF double nn_paired_std_error(size_t n, size_t gained, size_t lost);

/* ==== [RECORD] prompts, completions, records ============================= */
typedef enum nn_prompt_style { NN_PROMPT_SEPARATE = 0, NN_PROMPT_INTERWOVEN } nn_prompt_style;
/* What one data set's records have in common. */
typedef struct nn_record_format {
    nn_prompt_style style;
    size_t vocab, length;
    int    index_input;               /* 1 = the token's index as a number per position; 0 = one-hot            */
    const nn_pattern *available; size_t n_available;    /* patterns that the classification prompt offers       */
    int    any_token;                 /* compat: starts_with and ends_with carry no token                        */
    int    chat;                      /* 1 = messages too                                                        */
    int    modification, classification;                /* which tasks                                           */
} nn_record_format;
typedef struct nn_record {
    uint64_t id, attempt;
    const nn_mlp *degraded, *improved;                  /* degraded NULL when there is no modification task      */
    const nn_signature *degraded_sig, *improved_sig;    /* as the tasks need them, else NULL                     */
    nn_pattern_use patterns[NN_PATTERN_COUNT]; size_t n_patterns, target;
    nn_gate_pattern gate[NN_PATTERN_COUNT];             /* per-pattern accuracies                                */
    nn_gate_report report;
    double degraded_accuracy, improved_accuracy;        /* on the held-out balanced set                          */
    double float_degraded_accuracy, float_improved_accuracy;    /* before quantization and rounding              */
    size_t num_layers, neurons; nn_act act; double dropout, learning_rate;
    const char *precision, *quantization;               /* "float32", "none"                                     */
    double corruption_rate; size_t corrupt_rows, corrupt_flipped;
    size_t train_rows, val_rows, rows_per_pattern, negative_rows;
    const double *stage1_train, *stage1_val, *stage2_train, *stage2_val; size_t n_stage1, n_stage2, best_epoch;     /* losses */
} nn_record;
/* nn_put_rounded: v to 6 decimals, as Python's json.dumps(round(v, 6)): nearest of the exact value, ties to even; "0.25", "1.0", "1e-06". */
NN_DEF nn_status nn_put_rounded(nn_buf *b, double v, nn_error *err);
/* nn_weights_json: {"network.0.weight": [[...], ...], "network.0.bias": [...], ...}, rounded to 6 decimals. */
NN_DEF nn_status nn_weights_json(nn_buf *b, const nn_mlp *m, nn_error *err);
/* nn_signature_json: {"neuron_activations": {layer: {"neuron_profiles": {id: {method: value or list}}, "layer_info": {...}}}, "model_config": {...}};
 * model_config (already JSON) NULL = left out. */
NN_DEF nn_status nn_signature_json(nn_buf *b, const nn_signature *s, const char *model_config, nn_error *err);
/* The two prompts, Markdown; the modification prompt shows the degraded model, the classification prompt the improved one. */
NN_DEF nn_status nn_prompt_modification(nn_buf *b, const nn_record *r, const nn_record_format *f, nn_error *err);
NN_DEF nn_status nn_prompt_classification(nn_buf *b, const nn_record *r, const nn_record_format *f, nn_error *err);
/* nn_patterns_text: labels joined by ", ", in the order given. */
NN_DEF nn_status nn_patterns_text(nn_buf *b, const nn_pattern_use *p, size_t n, nn_error *err);
/* nn_token_estimate: what a byte-pair tokenizer would make of it, roughly: runs of letters count ceil(n/5), runs of digits ceil(n/3), every other
 * visible character 1, white space nothing. */
NN_DEF size_t nn_token_estimate(const char *text, size_t n);
typedef struct nn_record_size { size_t bytes, modification_bytes, modification_tokens, classification_bytes, classification_tokens; } nn_record_size;
/* nn_record_json: the whole row as one line of JSON with its '\n', appended to b. Values whose shape differs from row to row (signatures, weights)
 * are JSON inside strings, so that every row has one schema. size (may be NULL) receives the prompts' lengths. */
NN_DEF nn_status nn_record_json(nn_buf *b, const nn_record *r, const nn_record_format *f, nn_record_size *size, nn_error *err);

/* ==== [PARSE] reading completions back =================================== */
/* nn_completion_weights: a modification completion, as a model wrote it, read into `m` (whose shapes it must have). The first JSON object of the text counts,
 * fenced or not; every name once, nothing missing or added, every number finite as a float. On failure m is untouched and err says where
 * ("completion:1:1207: network.2.weight row 3: expected 32 numbers, got 31"). */
NN_DEF nn_status nn_completion_weights(nn_mlp *m, const char *text, size_t n, nn_error *err);
/* nn_completion_patterns: labels separated by commas or line breaks, surrounding spaces, quotes, backticks, stars and a final full stop ignored, case ignored;
 * out [NN_PATTERN_COUNT], ascending, without repeats. NN_E_FORMAT for an unknown name, a token beyond the vocabulary or where it does not belong, or nothing. */
NN_DEF nn_status nn_completion_patterns(nn_pattern_use *out, size_t *n_out, const char *text, size_t n, size_t vocab, nn_error *err);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_SIG_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_SIG_IMPLEMENTED)
#define NN_SIG_IMPLEMENTED
#include "nn_mlp.h"
#include "nn_data.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [CAPTURE] ---------------------------------------------------------- */

/* ---- [SIGNATURE] -------------------------------------------------------- */

/* ---- [RECORD] ----------------------------------------------------------- */

/* ---- [PARSE] ------------------------------------------------------------ */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_SIG_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
