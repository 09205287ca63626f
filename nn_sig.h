/* nn_sig.h - v0.1.0 - what a model became: model files, activation signatures and records, in plain C99
 *
 * DOES      Writes a model and what belongs to it into one file and opens it again (.pth,
 *           .safetensors; .onnx is written). Captures activations, makes signatures of them
 *           (statistics, PCA, SVD, Fourier, entropy, clusters), formats prompt and completion
 *           records, parses and scores completions.
 * DOES NOT  Train (nn_train.h), open other files (nn_fmt.h), print, or keep global state.
 * NEEDS     nn_mlp.h, nn_data.h, nn_fmt.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_sig.h"
 * QUICK START
 *     nn_capture c = NN_ZERO;                a model m (nn_mlp.h) and n probe rows of tokens are yours
 *     nn_signature s = NN_ZERO;
 *     nn_signature_desc d = NN_ZERO;         zero = mean and std of every neuron
 *     if (nn_capture_run(&c, m, nn_mlp_tokens(tokens, length, vocab), n, NULL, NULL, &e) != NN_OK) return 1;
 *     if (nn_signature_make(&s, &c, &d, &e) != NN_OK) return 1;
 *     ... s.layers[0].values: [neurons, width] ...
 *     nn_signature_free(&s);  nn_capture_free(&c);
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 *           NN_SIG_ONLY_MODEL  nothing but [MODEL], which stands on nn_mlp.h and nn_fmt.h alone
 * SECTIONS  search for [MODEL] [CAPTURE] [SIGNATURE] [GATES] [BEHAVIOUR] [RECORD] [PARSE]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_SIG_H_INCLUDED
#define NN_SIG_H_INCLUDED
#include "nn_mlp.h"
#include "nn_fmt.h"
#ifndef NN_SIG_ONLY_MODEL
#include "nn_data.h"
#endif
#define NN_SIG_VERSION_NUM 101
#if NN_VERSION_NUM != 101 || NN_MLP_VERSION_NUM != 101 || (defined(NN_DATA_VERSION_NUM) && NN_DATA_VERSION_NUM != 101)
#error "nn_sig.h and nn_tensor.h or nn_mlp.h or nn_data.h are of two versions: take all nn_*.h from one place"
#endif
#if defined(NN_NO_LINALG) && !defined(NN_SIG_ONLY_MODEL)
#error "nn_sig.h [SIGNATURE] stands on nn_tensor.h [LINALG]: drop NN_NO_LINALG"
#endif
#ifdef NN_NO_JSON
#error "nn_sig.h [PARSE] stands on nn_fmt.h [JSON]: keep [JSON], without NN_NO_JSON"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [MODEL] a model and what belongs to it, in one file ================ */
/* A network that is opened again must answer as it did: its weights alone do not say with which
 * activations, on which columns, scaled how, and what its outputs are called. A model file says it:
 *   weights       as `torch.load(..., weights_only=True)` and strict=True take them
 *   architecture  every layer: name, sizes, activation, slope, dropout; backbone and head
 *   classes       their names, in the order of the outputs      features, label   of the table
 *   input         x = (x / divide - mean) / std; then the scaler; then columns that are not kept = 0
 *   training      seed, epochs, best epoch, hashes of the start
 *   weights_sha256  of the weights that it describes: others are refused
 * By the name's ending, nn_model_save writes and nn_model_open reads
 *   .pth          the description is one more record, NAME/nn.json, which torch.load leaves alone
 *   .safetensors  the description is the metadata entry nn_mlp
 *   .onnx         written only: the input transform, Gemm and activations as a graph of opset 20 with
 *                 the outputs logits and probabilities; the description is the metadata entry nn_mlp
 * NAME_model.json beside NAME_model.pth (nn_model_sidecar), which can be read and changed, stands
 * before what the file itself says.
 * NN_SIG_ONLY_MODEL leaves all of nn_sig.h out but this section, and nn_data.h with it. */
typedef struct nn_model {
    nn_mlp *net;                 /* owned                                                       */
    /* Texts and arrays below belong to the caller before nn_model_save; nn_model_open puts them
     * into the arena. NULL = none, unless said otherwise. */
    const char *name, *path, *from;      /* path: the file that was opened                      */
    const char **classes; size_t n_classes;
    const char **features, *label;       /* names of the columns [n_in], and of the label       */
    double divide, mean, std;            /* literal; opened without a description: 1, 0, 1      */
    double *scaler_mean, *scaler_scale;  /* [n_in] each                                         */
    unsigned char *keep;                 /* [n_in] 1 = the column is kept; NULL = all           */
    char initial[65], from_backbone[65]; /* hashes of the initial backbone and of the one taken */
    char weights[65], backbone[65];      /* hashes of what it has: nn_model_hash                */
    size_t epochs, best_epoch;
    uint64_t seed;
    /* of nn_model_open */
    int described;               /* 1 = something said what it is; 0 = its shapes only          */
    int by_order;                /* 1 = the names were not ours: taken in their order           */
    const char *passed_over;     /* a sidecar that describes no model, not read                 */
    nn_arena arena;
} nn_model;
/* nn_model_free: the network and what nn_model_open allocated; a zeroed model is fine. */
NN_DEF void nn_model_free(nn_model *m);
/* nn_model_hash: fills weights and backbone (SHA-256 of names, shapes and little-endian bytes). */
NN_DEF nn_status nn_model_hash(nn_model *m, nn_error *err);
/* nn_model_input: raw rows x [n, n_in] become what the network takes, in place: the same floats as
 * PyTorch's and scikit-learn's float32 arithmetic, operation by operation. */
NN_DEF void nn_model_input(const nn_model *m, float *x, size_t n);
/* nn_model_json: the description, as it stands in the files, appended to b; named 0: without the
 * name, which is the file's own. nn_model_hash was called. */
NN_DEF nn_status nn_model_json(const nn_model *m, nn_buf *b, int indent, int named, nn_error *err);
/* nn_model_save: m as a file of the kind that its ending says; pattern (NULL = all) picks the
 * weights of a part ("head.*"; not .onnx). NN_E_ARG: another ending. */
NN_DEF nn_status nn_model_save(nn_model *m, const char *path, const char *pattern, nn_error *err);
/* How to open; NULL or zero = the file alone. */
typedef struct nn_model_desc {
    const char *head;            /* NULL, or a file whose head.* replace those of the first     */
    const char *const *rename;   /* [2 n_rename]: old, new: a name that begins with old, the first
                                    that fits                                                    */
    size_t n_rename;
    unsigned char *met;          /* [n_rename] out: 1 = some name began so; NULL = not wanted    */
    nn_act act;                  /* where nothing says it; 0 = relu                              */
    int ignore_hash;             /* 1 = go on with weights that the description is not of        */
} nn_model_desc;
/* nn_model_open: *m zeroed or freed before. The order of a safetensors file is that of its names, so
 * strangers' names are put in natural order (fc2 before fc10). NN_E_FORMAT names the key of a
 * description that is missing, of another kind, or not of these weights; on failure *m is zeroed. */
NN_DEF nn_status nn_model_open(nn_model *m, const char *path, const nn_model_desc *d, nn_error *err);
/* nn_model_sidecar: NAME_model.json for NAME_model.pth and NAME_head.pth, into buf; NULL when the
 * ending is another or buf is too small. */
NN_DEF const char *nn_model_sidecar(char *buf, size_t cap, const char *path);

#ifndef NN_SIG_ONLY_MODEL
/* ==== [CAPTURE] activations per layer ==================================== */
/* What a model does on a probe set: every linear layer's output before its activation and after it. */
typedef struct nn_capture {
    size_t n_rows, n_layers;
    const nn_mlp *model;        /* not owned; must outlive the capture */
    nn_mlp_work work;           /* holds the values */
} nn_capture;
/* nn_capture_run: one forward pass of n rows (all at once; n >= 1). params NULL = the model's own,
 * else as nn_mlp_run. *c zeroed or freed before. */
NN_DEF nn_status nn_capture_run(nn_capture *c, const nn_mlp *m, nn_mlp_input in, size_t n,
                                const float *params, const nn_alloc *alloc, nn_error *err);
/* nn_capture_layer: [n_rows, width of layer l] packed; post 0 = before, 1 = after the activation. */
NN_DEF const float *nn_capture_layer(const nn_capture *c, size_t l, int post);
NN_DEF void nn_capture_free(nn_capture *c);

/* ==== [SIGNATURE] signatures ============================================= */
/* Per neuron (column) of activations x [N]:
 *   mean; std = sqrt(sum (x - mean)^2 / N); max; min; sparsity = share of |x| < sparsity_below
 *   pca  its loadings on the first pca_components principal axes of the layer's centred [N,
 *                  neurons] matrix (unit axes; the loading of largest magnitude is positive, ties
 *                  to the lowest neuron); svd: the same uncentred (right singular vectors)
 *   fourier  the n largest |sum_t x_t exp(-2 pi i f t / N)|, f = 0 .. N/2, over probe order,
 *                  ascending
 *   entropy  -sum p log2 p over `bins` equal bins from min to max (the last one closed), p = count
 *                  / N; 0 when constant
 *   clustering  centres of the best 1-D k-means partition (global optimum by dynamic programming),
 *                  ascending
 *   pattern_wise   mean per group of rows, groups in the order of their numbers
 * Everything in double with the fixed order of docs/numerics.md. Lists are cut to what exists:
 * min(n, N, neurons) axes, N/2 + 1 bins, N centres. */
typedef enum nn_sig_method {
    NN_SIG_MEAN = 0,
    NN_SIG_STD,
    NN_SIG_MAX,
    NN_SIG_MIN,
    NN_SIG_SPARSITY,
    NN_SIG_PCA,
    NN_SIG_SVD,
    NN_SIG_FOURIER,
    NN_SIG_ENTROPY,
    NN_SIG_CLUSTERING,
    NN_SIG_PATTERN_WISE,
    NN_SIG_METHODS
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
typedef struct nn_signature_part {
    nn_sig_method method;
    size_t offset, count;
    int is_list;
} nn_signature_part;
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
/* nn_signature_layout: fills part, n_parts and width for N rows and `neurons` columns; NN_E_ARG for
 * a bad desc (groups missing). */
NN_DEF nn_status nn_signature_layout(nn_signature_layer *layer, const nn_signature_desc *d,
                                     size_t rows, size_t neurons, nn_error *err);
/* nn_signature_values: out [neurons, width] of plain activations x [rows, neurons], ldx floats
 * between rows (0 = neurons). rows >= 1.
 * NN_E_NONFINITE when an activation is NaN or Inf. */
NN_DEF nn_status nn_signature_values(double *out, const nn_signature_layer *layout, const float *x,
                                     size_t ldx, const nn_signature_desc *d, nn_error *err);
/* nn_signature_make: every layer of a capture, the logits' layer included. *s zeroed or freed
 * before; free with nn_signature_free. */
NN_DEF nn_status nn_signature_make(nn_signature *s, const nn_capture *c, const nn_signature_desc *d,
                                   nn_error *err);
NN_DEF void nn_signature_free(nn_signature *s);
/* nn_kmeans1: centres [k], ascending, of the best partition of x [n] into k runs of the sorted
 * values (1 <= k <= n); ties: the earliest cut.
 * Returns the sum of squared distances through *cost (may be NULL). */
NN_DEF nn_status nn_kmeans1(double *centres, double *cost, const double *x, size_t n, size_t k,
                            const nn_alloc *alloc, nn_error *err);

/* ==== [GATES] is this example good enough ================================ */
/* docs/workflows.md, "The gates". Accuracies are shares 0..1 on held-out rows, per
 * pattern. All fields literal. */
typedef struct nn_gate_desc {
    /* gate 1: the target rises by at least the larger one          */
    double min_pattern_improvement, min_degradation_threshold;
    /* gate 2: ... and by specific_margin more than the others' mean */
    int    pattern_specific;
    /* 0.02                                                  */
    double specific_margin;
    /* gate 3: no other loses more than this and more than 2 se      */
    double max_other_degradation;
    /* With a control model (the same training on clean labels), 1 = also: gate 4, the degraded model
     * is worse on the target than the control by min_degradation_threshold and by 2 se; gate 5, no
     * other is worse than its control by more than max_control_damage; gate 6, no other gains more
     * than max_other_gain in stage 2 */
    int    control;
    double max_control_damage, max_other_gain;
} nn_gate_desc;
NN_DEF nn_gate_desc nn_gate_desc_default(void);     /* 0.05, 0.05, 1, 0.02, 0.02, 0, 0.05, 0.1 */
typedef struct nn_gate_pattern {
    double before, after;       /* accuracy of the degraded and of the improved model             */
    double std_error;           /* of after - before                                             */
    int    related;             /* 1 = its set contains or lies in the target's: not an "other"  */
    double control;             /* accuracy of the control model; read with nn_gate_desc.control  */
    double control_std_error;   /* of control - before                                           */
    double before_std_error, after_std_error;     /* of the accuracies themselves                */
    size_t positives, negatives;                  /* distinct rows they are of                   */
    int    whole;               /* 1 = the positives are all sequences of the pattern            */
} nn_gate_pattern;
typedef enum nn_gate_verdict {
    NN_GATE_PASSED = 0,
    NN_GATE_IMPROVEMENT,
    NN_GATE_SPECIFIC,
    NN_GATE_OTHERS,
    NN_GATE_GAIN,
    NN_GATE_CAUSE,
    NN_GATE_CONTROL
} nn_gate_verdict;
/* "passed", "target_improvement", "pattern_specific", "other_degradation", "other_gain",
 * "not_caused", "other_damaged" */
NN_DEF const char *nn_gate_name(nn_gate_verdict v);
typedef struct nn_gate_report {
    nn_gate_verdict verdict;    /* the first gate that refused                                   */
    double target_gain, others_mean_gain, worst_loss;            /* 0 where there are no others   */
    size_t n_others, worst;     /* worst: index of the pattern that lost most (n when none)       */
    double best_gain;           /* of the others' gains the largest                               */
    double caused;              /* what the target lacks beside the control; 0 without one        */
    double worst_damage;        /* what the others lack beside it, at most; 0 without a control   */
} nn_gate_report;
/* nn_gates_apply: comparisons allow 1e-9 for rounding (0.85 - 0.80 reaches 0.05). Without others,
 * gates 2 and 3 pass. */
NN_DEF nn_gate_report nn_gates_apply(const nn_gate_desc *d, const nn_gate_pattern *p, size_t n,
                                     size_t target);
/* nn_paired_std_error: of the difference of two accuracies on the same n rows, where `gained` rows
 * became right and `lost` became wrong. */
NN_DEF double nn_paired_std_error(size_t n, size_t gained, size_t lost);
/* The same two with small counts in mind, so that none is 0. nn_share_std_error: of k of n, half the
 * width of Wilson's interval at one standard deviation. nn_paired_std_error_adjusted: half a row is
 * added to each of the four kinds of row first (Agresti and Min). n = 0: 1. */
NN_DEF double nn_share_std_error(size_t k, size_t n);
NN_DEF double nn_paired_std_error_adjusted(size_t n, size_t gained, size_t lost);

/* ==== [BEHAVIOUR] which patterns a model accepts ========================= */
/* What behaviour is measured on: for every set of the universe (nn_pattern_universe) distinct
 * sequences of it, all of them where there are at most `most`; and sequences drawn from the whole
 * space, of which is known which sets they are in. Made once, read by all threads. */
typedef struct nn_behaviour_probe {
    nn_pattern_use uses[NN_PATTERN_UNIVERSE_MAX];
    size_t n_uses;
    size_t first[NN_PATTERN_UNIVERSE_MAX + 1];   /* rows of the sets; from first[n_uses] on: of the
                                                    space */
    int    whole[NN_PATTERN_UNIVERSE_MAX];       /* 1 = all sequences of the set                 */
    size_t n_rows, length, vocab;
    uint64_t *member;                            /* [n_rows - first[n_uses]]: bit u = in uses[u];
                                                    the block that holds all three               */
    int32_t *tokens;                             /* [n_rows, length]                             */
    float   *index;                              /* the same as numbers                          */
    size_t bytes;
    nn_alloc alloc;
} nn_behaviour_probe;
/* nn_behaviour_probe_make: most 0 = 2500 sequences a set, of_space 0 = 4000. *p zeroed or freed. */
NN_DEF nn_status nn_behaviour_probe_make(nn_behaviour_probe *p, const nn_pattern_space *s,
                                         uint64_t seed, size_t most, size_t of_space,
                                         const nn_alloc *alloc, nn_error *err);
NN_DEF void nn_behaviour_probe_free(nn_behaviour_probe *p);
typedef struct nn_behaviour_desc {
    double listed;              /* a set is listed from this share on; 0 = 0.8                   */
    double partial;             /* and partial from this on; 0 = 0.5                             */
    size_t first_look;          /* rows of a set that are looked at first; all are where they
                                   leave it within 4 standard errors of a threshold; 0 = 400     */
    int    index_input;         /* 1 = the model reads indices as numbers, else one-hot tokens   */
} nn_behaviour_desc;
typedef struct nn_behaviour {
    size_t n;                                         /* = n_uses of the probe                   */
    double share[NN_PATTERN_UNIVERSE_MAX];            /* accepted share of the set's sequences   */
    double std_error[NN_PATTERN_UNIVERSE_MAX];
    size_t rows[NN_PATTERN_UNIVERSE_MAX];             /* that were looked at                     */
    uint64_t listed, partial;                         /* bit u = uses[u]                         */
    double elsewhere;           /* accepted share of the space outside all listed and partial sets */
    double elsewhere_std_error;
    size_t elsewhere_rows;
} nn_behaviour;
/* nn_behaviour_measure: one model on the probe. */
NN_DEF nn_status nn_behaviour_measure(nn_behaviour *b, const nn_behaviour_probe *p,
                                      const nn_mlp *m, const nn_behaviour_desc *d, nn_error *err);
/* nn_behaviour_find: the place of a set among the probe's; n_uses = it is not there. */
NN_DEF size_t nn_behaviour_find(const nn_behaviour_probe *p, nn_pattern_use u);

/* ==== [RECORD] prompts, completions, records ============================= */
/* Weights and signature one after the other, or layer by layer. */
typedef enum nn_prompt_style { NN_PROMPT_SEPARATE = 0, NN_PROMPT_INTERWOVEN } nn_prompt_style;
/* The signature in a prompt: every neuron's values by name; lists over a layer's neurons, one for each
 * method; or left out. The record's own columns have them by name. */
typedef enum nn_signature_form {
    NN_SIGNATURE_NAMED = 0,
    NN_SIGNATURE_LISTED,
    NN_SIGNATURE_NONE
} nn_signature_form;
/* What a row holds beside its id, metadata, signatures and losses: prompts and completions (JSON of
 * weights among them), the two joined (*_text), the weights in columns of their own. */
typedef enum nn_record_columns {
    NN_COLUMNS_ALL = 0,
    NN_COLUMNS_PROMPTS,               /* prompts and completions                                  */
    NN_COLUMNS_FIELDS                 /* weights, and the completion that names patterns: no prompts */
} nn_record_columns;
/* What one data set's records have in common. */
typedef struct nn_record_format {
    nn_prompt_style style;
    size_t vocab, length;
    int    index_input;               /* 1 = the token's index as a number per position; 0 =
                                         one-hot  */
    const nn_pattern *available; size_t n_available;    /* patterns that the classification prompt
                                                           offers  */
    int    any_token;                 /* compat: starts_with and ends_with carry no token  */
    int    chat;                      /* 1 = messages too  */
    int    modification, classification;                /* which tasks  */
    int    short_names;               /* interwoven: "weight" and "bias" as in version 0.1; 0 = the
                                         names that the answer must use  */
    double weight_unit;               /* > 0: weights, biases and listed signatures are printed as
                                         whole numbers of it (0.01: 237 is 2.37); 0 = decimals  */
    nn_signature_form signature;
    nn_record_columns columns;
} nn_record_format;
typedef struct nn_record {
    uint64_t id, attempt;
    const nn_mlp *degraded, *improved;                  /* degraded NULL when there is no
                                                           modification task  */
    const nn_signature *degraded_sig, *improved_sig;    /* as the tasks need them, else NULL  */
    nn_pattern_use patterns[NN_PATTERN_COUNT]; size_t n_patterns, target;
    nn_gate_pattern gate[NN_PATTERN_COUNT];             /* per-pattern accuracies  */
    nn_gate_report report;
    double degraded_accuracy, improved_accuracy;        /* on the held-out balanced set  */
    /* before quantization and rounding              */
    double float_degraded_accuracy, float_improved_accuracy;
    size_t num_layers, neurons; nn_act act; double dropout, learning_rate;
    const char *precision, *quantization;               /* "float32", "none"  */
    double corruption_rate; size_t corrupt_rows, corrupt_flipped;
    size_t train_rows, val_rows, rows_per_pattern, negative_rows;
    /* losses */
    const double *stage1_train, *stage1_val, *stage2_train, *stage2_val;
    size_t n_stage1, n_stage2, best_epoch;
    /* labels by behaviour: the classification completion lists the sets that the improved model
     * accepts; NULL = the patterns that were drawn */
    const nn_behaviour_probe *probe;
    const nn_behaviour *behaviour, *degraded_behaviour;
    int    control;                     /* 1 = gate[].control and these are there                */
    double control_accuracy, weight_change;     /* |improved - degraded| / |degraded|            */
    const size_t *train_distinct;       /* [NN_PATTERN_COUNT + 1], as nn_pattern_set says; or NULL */
} nn_record;
/* nn_put_rounded: v to 6 decimals, as Python's json.dumps(round(v, 6)): nearest of the exact value,
 * ties to even; "0.25", "1.0", "1e-06". */
NN_DEF nn_status nn_put_rounded(nn_buf *b, double v, nn_error *err);
/* nn_weights_json: {"network.0.weight": [[...], ...], "network.0.bias": [...], ...}, rounded to 6
 * decimals. */
NN_DEF nn_status nn_weights_json(nn_buf *b, const nn_mlp *m, nn_error *err);
/* nn_weights_json_in: the same as whole numbers of `unit` (0.01: 2.37 is 237); unit 0 = decimals. */
NN_DEF nn_status nn_weights_json_in(nn_buf *b, const nn_mlp *m, double unit, nn_error *err);
/* nn_signature_json: {"neuron_activations": {layer: {"neuron_profiles": {id: {method: value or
 * list}}, "layer_info": {...}}}, "model_config": {...}};
 * model_config (already JSON) NULL = left out. */
NN_DEF nn_status nn_signature_json(nn_buf *b, const nn_signature *s, const char *model_config,
                                   nn_error *err);
/* The two prompts, Markdown; the modification prompt shows the degraded model, the classification
 * prompt the improved one. */
NN_DEF nn_status nn_prompt_modification(nn_buf *b, const nn_record *r, const nn_record_format *f,
                                        nn_error *err);
NN_DEF nn_status nn_prompt_classification(nn_buf *b, const nn_record *r, const nn_record_format *f,
                                          nn_error *err);
/* nn_patterns_text: labels joined by ", ", in the order given. */
NN_DEF nn_status nn_patterns_text(nn_buf *b, const nn_pattern_use *p, size_t n, nn_error *err);
/* nn_record_labels: what the record's classification completion lists; out
 * [NN_PATTERN_UNIVERSE_MAX]; returns how many. */
NN_DEF size_t nn_record_labels(nn_pattern_use *out, const nn_record *r);
/* nn_token_estimate: what a byte-pair tokenizer would make of it, roughly: runs of letters count
 * ceil(n/5), runs of digits ceil(n/3), every other
 * visible character 1, white space nothing. */
NN_DEF size_t nn_token_estimate(const char *text, size_t n);
typedef struct nn_record_size {
    size_t bytes, modification_bytes, modification_tokens, classification_bytes,
        classification_tokens;
    size_t modification_completion_tokens, classification_completion_tokens;
} nn_record_size;
/* nn_record_json: the row (f->columns of it) as one line of JSON with its '\n', appended to b. Values whose
 * shape differs from row to row (signatures, weights)
 * are JSON inside strings, so that every row has one schema. size (may be NULL) receives the
 * prompts' lengths. */
NN_DEF nn_status nn_record_json(nn_buf *b, const nn_record *r, const nn_record_format *f,
                                nn_record_size *size, nn_error *err);

/* ==== [PARSE] reading completions back =================================== */
/* nn_completion_weights: a modification completion, as a model wrote it, read into `m` (whose
 * shapes it must have). The first JSON object of the text counts,
 * fenced or not; every name once, nothing missing or added, every number finite as a float. On
 * failure m is untouched and err says where ("completion:1:1207: network.2.weight row 3: expected
 * 32 numbers, got 31"). */
NN_DEF nn_status nn_completion_weights(nn_mlp *m, const char *text, size_t n, nn_error *err);
/* nn_completion_patterns: labels separated by commas or line breaks, surrounding spaces, quotes,
 * backticks, stars and a final full stop ignored, case ignored;
 * out [NN_PATTERN_UNIVERSE_MAX], ascending, without repeats. NN_E_FORMAT for an unknown name, a token
 * beyond the vocabulary or where it does not belong, or nothing. */
NN_DEF nn_status nn_completion_patterns(nn_pattern_use *out, size_t *n_out, const char *text,
                                        size_t n, size_t vocab, nn_error *err);
/* What a language model wrote, read as a person would read it. Text around the answer, fences,
 * <think> parts (nothing in them counts), an echo of the prompt (only what follows it counts). The
 * answer is what stands in the last <answer> or \boxed, behind the last "answer:", in the last
 * fence, in the last lines that are names alone, or else the whole text. */
typedef struct nn_answer {
    nn_pattern_use uses[NN_PATTERN_UNIVERSE_MAX]; size_t n;   /* ascending, without repeats         */
    size_t unknown;             /* names of no pattern: wrong answers, each for itself              */
    size_t denied;              /* patterns that it names to say that they are not                  */
} nn_answer;
/* nn_answer_patterns: lists by commas, semicolons, "and", bullets, numbers, JSON; names with spaces or
 * hyphens, in any case, with a description behind them; starts_with: G, starts_with (G), "starts with
 * G". What is denied ("not a", "a: no", "Rejected:" above a list) does not count; of two statements
 * about a pattern the last does. NN_E_FORMAT when nothing is left, or when every pattern that f offers
 * is named. */
NN_DEF nn_status nn_answer_patterns(nn_answer *a, const char *text, size_t n,
                                    const nn_record_format *f, nn_error *err);
/* nn_answer_weights: the last complete JSON object that holds m's weights, also inside another one;
 * trailing commas, single quotes and signs before positive numbers are forgiven. On failure m is
 * untouched and err says what the strict reading found. */
NN_DEF nn_status nn_answer_weights(nn_mlp *m, const char *text, size_t n, nn_error *err);

#endif /* !NN_SIG_ONLY_MODEL */
#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_SIG_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_SIG_IMPLEMENTED)
#define NN_SIG_IMPLEMENTED
#include "nn_mlp.h"   /* again: after a plain include, this implements what we stand on */
#include "nn_fmt.h"
#ifndef NN_SIG_ONLY_MODEL
#include "nn_data.h"
#endif
NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [MODEL] ------------------------------------------------------------ */
#define NNI_TRY(call)                         \
    do {                                      \
        const nn_status nni_s = (call);       \
        if (nni_s != NN_OK) return nni_s;     \
    } while (0)
NN_DEF void nn_model_free(nn_model *m)
{
    nn_mlp_destroy(m->net);
    nn_arena_free(&m->arena);
    memset(m, 0, sizeof *m);
}
NNI_FN const char *nni_model_text(nn_model *m, const char *s)
{
    const size_t n = strlen(s) + 1;
    char *t = (char *)nn_arena_get(&m->arena, n);
    if (t) memcpy(t, s, n);
    return t ? t : "";
}
NNI_FN int nni_ends_with(const char *s, const char *tail)
{
    const size_t n = strlen(s), m = strlen(tail);
    return n >= m && strcmp(s + n - m, tail) == 0;
}
NN_DEF nn_status nn_model_hash(nn_model *m, nn_error *err)
{
    nn_dict d = NN_ZERO;
    nn_sha256 sum;
    size_t n;
    const nn_status s = nn_mlp_state(m->net, &d, NULL, 0, err);
    const void *p = nn_mlp_backbone_bytes(m->net, &n);
    m->weights[0] = 0;
    if (s == NN_OK) nn_dict_sha256(&d, m->weights);
    nn_dict_free(&d);
    nn_sha256_init(&sum);
    nn_sha256_values(&sum, p, n / sizeof(float), sizeof(float));
    nn_sha256_hex(&sum, m->backbone);
    return s;
}
NN_DEF void nn_model_input(const nn_model *m, float *x, size_t n)
{
    const size_t d = m->net->n_in, count = n * d;
    const float divide = (float)m->divide, mean = (float)m->mean, std = (float)m->std;
    size_t i, j;
    if (m->divide != 1) for (i = 0; i < count; i++) x[i] /= divide;
    if (m->mean != 0) for (i = 0; i < count; i++) x[i] -= mean;
    if (m->std != 1) for (i = 0; i < count; i++) x[i] /= std;
    for (i = 0; m->scaler_mean && i < n; i++)
        for (j = 0; j < d; j++) {                /* each of the two operations ends in a float */
            const float a = x[i * d + j] - (float)m->scaler_mean[j];
            x[i * d + j] = a / (float)m->scaler_scale[j];
        }
    for (i = 0; m->keep && i < n; i++)
        for (j = 0; j < d; j++) if (!m->keep[j]) x[i * d + j] = 0;
}
NNI_FN void nni_model_scaler(nn_json_writer *w, const nn_model *m)
{
    if (!m->scaler_mean) { nn_json_null(w); return; }
    nn_json_begin_object(w);
    nn_json_key(w, "mean");
    nn_json_f64s(w, m->scaler_mean, m->net->n_in);
    nn_json_key(w, "scale");
    nn_json_f64s(w, m->scaler_scale, m->net->n_in);
    nn_json_end(w);
}
NN_DEF nn_status nn_model_json(const nn_model *m, nn_buf *b, int indent, int named, nn_error *err)
{
    nn_json_writer w = NN_ZERO;
    size_t i;
    w.buf = b;
    w.indent = indent;
    nn_json_begin_object(&w);
    nn_json_key(&w, "format");
    nn_json_string(&w, "nn_mlp 1");
    if (named) {
        nn_json_key(&w, "name");
        nn_json_string(&w, m->name ? m->name : "");
    }
    nn_json_key(&w, "n_in");
    nn_json_u64(&w, m->net->n_in);
    nn_json_key(&w, "n_out");
    nn_json_u64(&w, m->net->n_out);
    nn_json_key(&w, "n_backbone");
    nn_json_u64(&w, m->net->n_backbone);
    nn_json_key(&w, "naming");
    nn_json_i64(&w, (int)m->net->names);
    nn_json_key(&w, "layers");
    nn_json_begin_array(&w);
    for (i = 0; i < m->net->n_layers; i++) {
        const nn_mlp_layer *l = &m->net->layers[i];
        nn_json_begin_object(&w);
        nn_json_key(&w, "name");
        nn_json_string(&w, l->name);
        nn_json_key(&w, "n_in");
        nn_json_u64(&w, l->n_in);
        nn_json_key(&w, "n_out");
        nn_json_u64(&w, l->n_out);
        nn_json_key(&w, "activation");
        nn_json_string(&w, nn_act_name(l->act));
        if (l->act == NN_ACT_LEAKY_RELU) { nn_json_key(&w, "slope"); nn_json_f32(&w, l->slope); }
        nn_json_key(&w, "dropout");
        nn_json_f32(&w, l->dropout);
        nn_json_end(&w);
    }
    nn_json_end(&w);
    nn_json_key(&w, "classes");
    nn_json_begin_array(&w);
    for (i = 0; i < m->n_classes; i++) nn_json_string(&w, m->classes[i]);
    nn_json_end(&w);
    nn_json_key(&w, "features");
    if (m->features) {
        nn_json_begin_array(&w);
        for (i = 0; i < m->net->n_in; i++) nn_json_string(&w, m->features[i]);
        nn_json_end(&w);
    } else nn_json_null(&w);
    nn_json_key(&w, "label");
    nn_json_string(&w, m->label);
    nn_json_key(&w, "input");
    nn_json_begin_object(&w);
    nn_json_key(&w, "divide");
    nn_json_f64(&w, m->divide);
    nn_json_key(&w, "mean");
    nn_json_f64(&w, m->mean);
    nn_json_key(&w, "std");
    nn_json_f64(&w, m->std);
    nn_json_end(&w);
    nn_json_key(&w, "scaler");
    nni_model_scaler(&w, m);
    nn_json_key(&w, "selected");
    if (m->keep) {
        nn_json_begin_array(&w);
        for (i = 0; i < m->net->n_in; i++) if (m->keep[i]) nn_json_u64(&w, i);
        nn_json_end(&w);
    } else nn_json_null(&w);
    nn_json_key(&w, "from");
    nn_json_string(&w, m->from);
    nn_json_key(&w, "seed");
    nn_json_u64(&w, m->seed);
    nn_json_key(&w, "epochs");
    nn_json_u64(&w, m->epochs);
    nn_json_key(&w, "best_epoch");
    nn_json_u64(&w, m->best_epoch);
    nn_json_key(&w, "initial_backbone_sha256");
    nn_json_string(&w, m->initial[0] ? m->initial : NULL);
    nn_json_key(&w, "from_backbone_sha256");
    nn_json_string(&w, m->from_backbone[0] ? m->from_backbone : NULL);
    nn_json_key(&w, "backbone_sha256");
    nn_json_string(&w, m->backbone);
    nn_json_key(&w, "weights_sha256");
    nn_json_string(&w, m->weights);
    nn_json_end(&w);
    return nn_json_finish(&w, err);
}

/* -- ONNX: a ModelProto, written field by field (protobuf wire format: a key is number << 3 | kind) -- */
NNI_FN nn_status nni_onnx_pb_varint(nn_buf *b, uint64_t v, nn_error *err)
{
    unsigned char c[10];
    size_t n = 0;
    do {
        c[n] = (unsigned char)((v & 127) | (v > 127 ? 128 : 0));
        n++;
        v >>= 7;
    } while (v);
    return nn_buf_put(b, c, n, err);
}
NNI_FN nn_status nni_onnx_pb_int(nn_buf *b, unsigned field, uint64_t v, nn_error *err)
{
    NNI_TRY(nni_onnx_pb_varint(b, field << 3, err));
    return nni_onnx_pb_varint(b, v, err);
}
NNI_FN nn_status nni_onnx_pb_bytes(nn_buf *b, unsigned field, const void *p, size_t n, nn_error *err)
{
    NNI_TRY(nni_onnx_pb_varint(b, field << 3 | 2, err));
    NNI_TRY(nni_onnx_pb_varint(b, n, err));
    return n ? nn_buf_put(b, p, n, err) : NN_OK;
}
NNI_FN nn_status nni_onnx_pb_text(nn_buf *b, unsigned field, const char *s, nn_error *err)
{
    return nni_onnx_pb_bytes(b, field, s, strlen(s), err);
}
/* the message in `part`, as a field; part is empty again */
NNI_FN nn_status nni_onnx_pb_message(nn_buf *b, unsigned field, nn_buf *part, nn_error *err)
{
    const nn_status s = nni_onnx_pb_bytes(b, field, part->data, part->len, err);
    part->len = 0;
    return s;
}
NNI_FN nn_status nni_onnx_pb_f32(nn_buf *b, float v, nn_error *err)
{
    unsigned char c[4];
    uint32_t u;
    memcpy(&u, &v, 4);
    c[0] = (unsigned char)u;
    c[1] = (unsigned char)(u >> 8);
    c[2] = (unsigned char)(u >> 16);
    c[3] = (unsigned char)(u >> 24);
    return nn_buf_put(b, c, 4, err);
}
/* the graph so far, room for one part of it, and the value that the next node takes */
typedef struct nni_onnx {
    nn_buf graph, part, inner;
    char value[NN_MLP_NAME + 16];
    nn_error *err;
} nni_onnx;
/* TensorProto: dims 1, data_type 2 (1 = float), name 8, raw_data 9; the graph's field 5 */
NNI_FN nn_status nni_onnx_tensor(nni_onnx *o, const char *name, size_t rows, size_t cols, const float *v)
{
    const size_t n = (rows ? rows : 1) * cols;
    size_t i;
    if (rows) NNI_TRY(nni_onnx_pb_int(&o->part, 1, rows, o->err));
    NNI_TRY(nni_onnx_pb_int(&o->part, 1, cols, o->err));
    NNI_TRY(nni_onnx_pb_int(&o->part, 2, 1, o->err));
    NNI_TRY(nni_onnx_pb_text(&o->part, 8, name, o->err));
    o->inner.len = 0;
    for (i = 0; i < n; i++) NNI_TRY(nni_onnx_pb_f32(&o->inner, v[i], o->err));
    NNI_TRY(nni_onnx_pb_message(&o->part, 9, &o->inner, o->err));
    return nni_onnx_pb_message(&o->graph, 5, &o->part, o->err);
}
/* AttributeProto: name 1, f 2, i 3, s 4, type 20 (1 float, 2 int, 3 text) */
NNI_FN nn_status nni_onnx_attribute(nni_onnx *o, const char *name, int type, int64_t i, float f, const char *s)
{
    NNI_TRY(nni_onnx_pb_text(&o->inner, 1, name, o->err));
    if (type == 1) {
        NNI_TRY(nni_onnx_pb_varint(&o->inner, 2 << 3 | 5, o->err));
        NNI_TRY(nni_onnx_pb_f32(&o->inner, f, o->err));
    }
    if (type == 2) NNI_TRY(nni_onnx_pb_int(&o->inner, 3, (uint64_t)i, o->err));
    if (type == 3) NNI_TRY(nni_onnx_pb_text(&o->inner, 4, s, o->err));
    NNI_TRY(nni_onnx_pb_int(&o->inner, 20, (uint64_t)type, o->err));
    return nni_onnx_pb_message(&o->part, 5, &o->inner, o->err);
}
/* NodeProto: input 1, output 2, name 3, op_type 4, attribute 5; attributes are in the part already */
NNI_FN nn_status nni_onnx_node(nni_onnx *o, const char *op, const char *a, const char *b, const char *c,
                               const char *out)
{
    NNI_TRY(nni_onnx_pb_text(&o->part, 1, a, o->err));
    if (b) NNI_TRY(nni_onnx_pb_text(&o->part, 1, b, o->err));
    if (c) NNI_TRY(nni_onnx_pb_text(&o->part, 1, c, o->err));
    NNI_TRY(nni_onnx_pb_text(&o->part, 2, out, o->err));
    NNI_TRY(nni_onnx_pb_text(&o->part, 3, out, o->err));
    NNI_TRY(nni_onnx_pb_text(&o->part, 4, op, o->err));
    return nni_onnx_pb_message(&o->graph, 1, &o->part, o->err);
}
/* value OP constant [n]: one step of the input transform */
NNI_FN nn_status nni_onnx_step(nni_onnx *o, const char *op, const char *name, size_t n, const float *v)
{
    char out[NN_MLP_NAME + 16];
    (void)snprintf(out, sizeof out, "%s.out", name);
    NNI_TRY(nni_onnx_tensor(o, name, 0, n, v));
    NNI_TRY(nni_onnx_node(o, op, o->value, name, NULL, out));
    memcpy(o->value, out, sizeof out);
    return NN_OK;
}
NNI_FN nn_status nni_onnx_input(nni_onnx *o, const nn_model *m)
{
    const size_t d = m->net->n_in;
    const float one[3] = { (float)m->divide, (float)m->mean, (float)m->std };
    float *v;
    size_t i, bytes;
    nn_status s = NN_OK;
    if (m->divide != 1) NNI_TRY(nni_onnx_step(o, "Div", "input.divide", 1, &one[0]));
    if (m->mean != 0) NNI_TRY(nni_onnx_step(o, "Sub", "input.mean", 1, &one[1]));
    if (m->std != 1) NNI_TRY(nni_onnx_step(o, "Div", "input.std", 1, &one[2]));
    if (!m->scaler_mean && !m->keep) return NN_OK;
    if (!nn_size_mul(d, sizeof *v, &bytes) || (v = (float *)nn_mem_alloc(bytes, &m->net->alloc)) == NULL)
        return nn_error_set(o->err, NN_E_NOMEM, "nn_model_save: out of memory for %zu columns", d);
    if (m->scaler_mean) {
        for (i = 0; i < d; i++) v[i] = (float)m->scaler_mean[i];
        s = nni_onnx_step(o, "Sub", "scaler.mean", d, v);
        for (i = 0; i < d; i++) v[i] = (float)m->scaler_scale[i];
        if (s == NN_OK) s = nni_onnx_step(o, "Div", "scaler.scale", d, v);
    }
    if (s == NN_OK && m->keep) {
        for (i = 0; i < d; i++) v[i] = m->keep[i] ? 1.0f : 0.0f;
        s = nni_onnx_step(o, "Mul", "selected", d, v);
    }
    nn_mem_free(v, bytes, &m->net->alloc);
    return s;
}
NNI_FN nn_status nni_onnx_act(nni_onnx *o, const nn_mlp_layer *l, const char *out)
{
    const char *op = NULL;
    switch (l->act) {
    case NN_ACT_RELU: op = "Relu"; break;
    case NN_ACT_TANH: op = "Tanh"; break;
    case NN_ACT_SIGMOID: op = "Sigmoid"; break;
    case NN_ACT_GELU: op = "Gelu"; break;
    case NN_ACT_LEAKY_RELU:
        op = "LeakyRelu";
        NNI_TRY(nni_onnx_attribute(o, "alpha", 1, 0, l->slope, NULL));
        break;
    case NN_ACT_GELU_TANH:
        op = "Gelu";
        NNI_TRY(nni_onnx_attribute(o, "approximate", 3, 0, 0, "tanh"));
        break;
    case NN_ACT_SILU: {                          /* x sigmoid(x) */
        char gate[NN_MLP_NAME + 16];
        (void)snprintf(gate, sizeof gate, "%s.gate", l->name);
        NNI_TRY(nni_onnx_node(o, "Sigmoid", o->value, NULL, NULL, gate));
        return nni_onnx_node(o, "Mul", o->value, gate, NULL, out);
    }
    default: break;
    }
    if (!op)
        return nn_error_set(o->err, NN_E_UNSUPPORTED, "nn_model_save: layer %s: activation %s has no ONNX operator "
                            "here", l->name, nn_act_name(l->act));
    return nni_onnx_node(o, op, o->value, NULL, NULL, out);
}
NNI_FN nn_status nni_onnx_layer(nni_onnx *o, const nn_mlp_layer *l, int last)
{
    char w[NN_MLP_NAME + 16], b[NN_MLP_NAME + 16], out[NN_MLP_NAME + 16];
    (void)snprintf(w, sizeof w, "%s.weight", l->name);
    (void)snprintf(b, sizeof b, "%s.bias", l->name);
    (void)snprintf(out, sizeof out, last ? "logits" : "%s.out", l->name);
    NNI_TRY(nni_onnx_tensor(o, w, l->n_out, l->n_in, l->weight));
    NNI_TRY(nni_onnx_tensor(o, b, 0, l->n_out, l->bias));
    NNI_TRY(nni_onnx_attribute(o, "transB", 2, 1, 0, NULL));
    NNI_TRY(nni_onnx_node(o, "Gemm", o->value, w, b, out));
    memcpy(o->value, out, sizeof out);
    if (last || l->act == NN_ACT_IDENTITY) return NN_OK;
    (void)snprintf(out, sizeof out, "%s.act", l->name);
    NNI_TRY(nni_onnx_act(o, l, out));
    memcpy(o->value, out, sizeof out);
    return NN_OK;
}
/* ValueInfoProto: name 1, type 2 { tensor 1 { float, shape 2 { dim 1 { "N" }, dim 1 { n } } } } */
NNI_FN nn_status nni_onnx_value(nni_onnx *o, unsigned field, const char *name, size_t n)
{
    nn_buf dim = NN_ZERO, shape = NN_ZERO;
    nn_status s = nni_onnx_pb_text(&dim, 2, "N", o->err);
    if (s == NN_OK) s = nni_onnx_pb_message(&shape, 1, &dim, o->err);
    if (s == NN_OK) s = nni_onnx_pb_int(&dim, 1, n, o->err);
    if (s == NN_OK) s = nni_onnx_pb_message(&shape, 1, &dim, o->err);
    if (s == NN_OK) s = nni_onnx_pb_int(&o->inner, 1, 1, o->err);
    if (s == NN_OK) s = nni_onnx_pb_message(&o->inner, 2, &shape, o->err);
    if (s == NN_OK) s = nni_onnx_pb_message(&dim, 1, &o->inner, o->err);
    if (s == NN_OK) s = nni_onnx_pb_text(&o->part, 1, name, o->err);
    if (s == NN_OK) s = nni_onnx_pb_message(&o->part, 2, &dim, o->err);
    if (s == NN_OK) s = nni_onnx_pb_message(&o->graph, field, &o->part, o->err);
    nn_buf_free(&dim);
    nn_buf_free(&shape);
    return s;
}
NNI_FN nn_status nni_onnx_graph(nni_onnx *o, const nn_model *m)
{
    size_t i;
    (void)snprintf(o->value, sizeof o->value, "input");
    NNI_TRY(nni_onnx_input(o, m));
    for (i = 0; i < m->net->n_layers; i++)
        NNI_TRY(nni_onnx_layer(o, &m->net->layers[i], i + 1 == m->net->n_layers));
    NNI_TRY(nni_onnx_attribute(o, "axis", 2, 1, 0, NULL));
    NNI_TRY(nni_onnx_node(o, "Softmax", "logits", NULL, NULL, "probabilities"));
    NNI_TRY(nni_onnx_pb_text(&o->graph, 2, "nn_mlp", o->err));
    NNI_TRY(nni_onnx_value(o, 11, "input", m->net->n_in));
    NNI_TRY(nni_onnx_value(o, 12, "logits", m->net->n_out));
    return nni_onnx_value(o, 12, "probabilities", m->net->n_out);
}
/* ModelProto: ir_version 1, producer 2, graph 7, opset 8 { version 2 }, metadata 14 { key 1, value 2 } */
NNI_FN nn_status nni_onnx_write(const char *path, const nn_model *m, const char *json, nn_error *err)
{
    nni_onnx o;
    nn_buf b = NN_ZERO;
    nn_status s;
    if (m->net->n_params > ((size_t)1 << 29) - (1 << 22))
        return nn_error_set(err, NN_E_LIMIT, "%s: expected at most 2 GiB of weights, as protobuf holds, got %zu", path,
                            m->net->n_params);
    memset(&o, 0, sizeof o);
    o.err = err;
    s = nni_onnx_graph(&o, m);
    if (s == NN_OK) s = nni_onnx_pb_int(&b, 1, 9, err);
    if (s == NN_OK) s = nni_onnx_pb_text(&b, 2, "nn", err);
    if (s == NN_OK) s = nni_onnx_pb_message(&b, 7, &o.graph, err);
    if (s == NN_OK) s = nni_onnx_pb_int(&o.part, 2, 20, err);
    if (s == NN_OK) s = nni_onnx_pb_message(&b, 8, &o.part, err);
    if (s == NN_OK) s = nni_onnx_pb_text(&o.part, 1, "nn_mlp", err);
    if (s == NN_OK) s = nni_onnx_pb_text(&o.part, 2, json, err);
    if (s == NN_OK) s = nni_onnx_pb_message(&b, 14, &o.part, err);
    if (s == NN_OK) s = nn_file_write(path, b.data, b.len, NULL, err);
    nn_buf_free(&o.graph);
    nn_buf_free(&o.part);
    nn_buf_free(&o.inner);
    nn_buf_free(&b);
    return s;
}
#ifndef NN_NO_SAFETENSORS
NNI_FN nn_status nni_model_safetensors(const char *path, const nn_dict *d, const char *json, nn_error *err)
{
    nn_dict meta = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_status s = nn_tensor_scalar_text(&t, json, NULL, err);
    if (s == NN_OK) s = nn_dict_put(&meta, "nn_mlp", &t, err);
    if (s == NN_OK) s = nn_safetensors_write(path, d, &meta, NULL, err);
    nn_tensor_free(&t);
    nn_dict_free(&meta);
    return s;
}
#endif
NN_DEF nn_status nn_model_save(nn_model *m, const char *path, const char *pattern, nn_error *err)
{
    const int pth = nni_ends_with(path, ".pth"), st = nni_ends_with(path, ".safetensors");
    nn_dict d = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_status s;
    if (!pth && !st && !nni_ends_with(path, ".onnx"))
        return nn_error_set(err, NN_E_ARG, "%s: expected a name that ends with .pth, .safetensors or .onnx", path);
    s = nn_model_hash(m, err);
    if (s == NN_OK) s = nn_mlp_state(m->net, &d, pattern, 0, err);
    if (s == NN_OK) s = nn_model_json(m, &b, 0, !pth, err);     /* a file can be called something else */
    if (s == NN_OK && pth) {
#ifndef NN_NO_PTH
        nn_pth_opts how = NN_ZERO;
        how.note = (const char *)b.data;
        s = nn_pth_write(path, &d, &how, err);
#else
        s = nn_error_set(err, NN_E_UNSUPPORTED, "%s: built without nn_fmt.h [PTH]: NN_NO_PTH", path);
#endif
    } else if (s == NN_OK && st) {
#ifndef NN_NO_SAFETENSORS
        s = nni_model_safetensors(path, &d, (const char *)b.data, err);
#else
        s = nn_error_set(err, NN_E_UNSUPPORTED, "%s: built without nn_fmt.h [SAFETENSORS]: NN_NO_SAFETENSORS", path);
#endif
    } else if (s == NN_OK) s = nni_onnx_write(path, m, (const char *)b.data, err);
    nn_dict_free(&d);
    nn_buf_free(&b);
    return s;
}
NN_DEF const char *nn_model_sidecar(char *buf, size_t cap, const char *path)
{
    size_t n = strlen(path);
    const char *tail = ".json";
    if (!nni_ends_with(path, ".pth")) return NULL;
    n -= 4;
    if (nni_ends_with(path, "_head.pth")) {
        n -= 5;
        tail = "_model.json";
    }
    if (n + strlen(tail) + 1 > cap) return NULL;
    memcpy(buf, path, n);
    memcpy(buf + n, tail, strlen(tail) + 1);
    return buf;
}

/* -- reading -- */
NNI_FN uint64_t nni_natural_number(const char **s)
{
    uint64_t v = 0;
    for (; **s >= '0' && **s <= '9'; (*s)++) v = 10 * v + (uint64_t)(**s - '0');
    return v;
}
NNI_FN int nni_natural_order(const char *a, const char *b)       /* layers.2 before layers.10, head last */
{
    int ha = strncmp(a, "head.", 5) == 0, hb = strncmp(b, "head.", 5) == 0;
    if (ha != hb) return ha - hb;
    while (*a && *b) {
        if (*a >= '0' && *a <= '9' && *b >= '0' && *b <= '9') {
            const uint64_t x = nni_natural_number(&a),
                                y = nni_natural_number(&b);
            if (x != y) return x < y ? -1 : 1;
        } else if (*a != *b) return *a < *b ? -1 : 1;
        else { a++; b++; }
    }
    return (*a != 0) - (*b != 0);
}
/* the record nn.json of a .pth, NULL where there is none. The file has been read: what is no zip
 * (PyTorch's older stream) has none. */
#ifndef NN_NO_PTH
NNI_FN nn_status nni_model_note(nn_model *m, const char **json, const char *path, nn_error *err)
{
    nn_zip *zip = NULL;
    nn_status s = NN_OK;
    size_t i, n;
    char *text;
    if (nn_zip_open(&zip, path, NULL, NULL) != NN_OK) return NN_OK;
    for (i = 0; i < nn_zip_count(zip) && !nni_ends_with(nn_zip_at(zip, i)->name, "/nn.json"); i++) { }
    if (i < nn_zip_count(zip)) {
        n = (size_t)nn_zip_at(zip, i)->size;
        text = n > (size_t)1 << 26 ? NULL : (char *)nn_arena_get(&m->arena, n + 1);
        if (n > (size_t)1 << 26)
            s = nn_error_set(err, NN_E_LIMIT, "%s: nn.json: expected at most 64 MiB, got %zu bytes", path, n);
        else if (!text) s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
        else s = nn_zip_read(zip, i, 0, text, n, err);
        if (s == NN_OK) {
            text[n] = 0;
            *json = text;
        }
    }
    nn_zip_close(zip);
    return s;
}
#endif
NNI_FN nn_status nni_model_read(nn_model *m, nn_dict *d, const char **json, const char *path, nn_error *err)
{
#ifndef NN_NO_SAFETENSORS
    if (nni_ends_with(path, ".safetensors")) {
        nn_dict meta = NN_ZERO;
        nn_tensor *t;
        size_t i, j;
        nn_status s = nn_safetensors_read(d, &meta, path, NULL, err);
        for (i = 1; i < d->count; i++)
            for (j = i; j > 0 && nni_natural_order(d->items[j - 1].name, d->items[j].name) > 0; j--) {
                nn_dict_item swap = d->items[j];
                d->items[j] = d->items[j - 1];
                d->items[j - 1] = swap;
            }
        if (s == NN_OK) s = nn_dict_reindex(d, err);
        t = s == NN_OK ? nn_dict_get(&meta, "nn_mlp") : NULL;
        if (t) {
            const size_t n = nn_tensor_text(t, 0, NULL, 0);
            char *text = (char *)nn_arena_get(&m->arena, n + 1);
            if (text) (void)nn_tensor_text(t, 0, text, n + 1);
            else s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
            *json = text;
        }
        nn_dict_free(&meta);
        return s;
    }
#endif
#ifndef NN_NO_PTH
    NNI_TRY(nn_pth_read(d, path, NULL, err));
    NNI_TRY(nn_pth_state(d, err));
    return nni_model_note(m, json, path, err);
#else
    (void)m;
    (void)d;
    (void)json;
    return nn_error_set(err, NN_E_UNSUPPORTED, "%s: built without nn_fmt.h [PTH]: NN_NO_PTH", path);
#endif
}
NNI_FN nn_status nni_model_rename(nn_model *m, nn_dict *d, const nn_model_desc *desc, nn_error *err)
{
    nn_dict moved = NN_ZERO;
    nn_status s = NN_OK;
    size_t i, j;
    if (!desc->n_rename) return NN_OK;
    for (i = 0; i < d->count && s == NN_OK; i++) {
        const char *name = d->items[i].name, *to = name;
        for (j = 0; j < desc->n_rename; j++) {
            const char *old = desc->rename[2 * j], *now = desc->rename[2 * j + 1];
            const size_t n = strlen(old), k = strlen(now);
            char *text;
            if (strncmp(name, old, n) != 0) continue;
            if (desc->met) desc->met[j] = 1;
            text = (char *)nn_arena_get(&m->arena, k + strlen(name + n) + 1);
            if (!text) s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", m->path);
            else {
                memcpy(text, now, k);
                memcpy(text + k, name + n, strlen(name + n) + 1);
                to = text;
            }
            break;
        }
        if (s == NN_OK) s = nn_dict_put(&moved, to, &d->items[i].value, err);
    }
    if (s != NN_OK) { nn_dict_free(&moved); return s; }
    nn_dict_free(d);
    *d = moved;
    return NN_OK;
}
/* the head.* of another file in place of its own */
NNI_FN nn_status nni_model_other_head(nn_model *m, nn_dict *d, const nn_model_desc *desc, const char **json,
                                      nn_error *err)
{
    nn_dict h = NN_ZERO;
    nn_status s = nni_model_read(m, &h, json, desc->head, err);
    size_t i, n = 0;
    if (s == NN_OK) s = nni_model_rename(m, &h, desc, err);
    for (i = d->count; s == NN_OK && i-- > 0;)
        if (strncmp(d->items[i].name, "head.", 5) == 0) {
            const char *name = nni_model_text(m, d->items[i].name);
            (void)nn_dict_remove(d, name);
        }
    for (i = 0; s == NN_OK && i < h.count; i++)
        if (strncmp(h.items[i].name, "head.", 5) == 0) {
            s = nn_dict_put(d, h.items[i].name, &h.items[i].value, err);
            n++;
        }
    if (s == NN_OK && !n)
        s = nn_error_set(err, NN_E_FORMAT, "%s: expected tensors named head.*, got %zu others", desc->head, h.count);
    nn_dict_free(&h);
    return s;
}
/* -- what a description says: each key has the kind of value that nn_model_json writes, or is refused
 * by its name. A key that may be missing has a `def` that is not NaN. -- */
NNI_FN nn_status nni_said_number(double *out, const nn_json *of, const char *key, double def, double lo, double hi,
                             const char *path, nn_error *err)
{
    const nn_json *v = nn_json_get(of, key);
    *out = v ? nn_json_num(v, NAN) : def;
    if (*out >= lo && *out <= hi) return NN_OK;
    return nn_error_set(err, NN_E_FORMAT, "%s: %s: expected a number from %g to %g, got %s", path, key, lo, hi,
                        !v ? "nothing" : *out == *out ? "another" : nn_json_type_name(v->type));
}
NNI_FN nn_status nni_said_count(const nn_json *of, const char *key, size_t want, const char *path, nn_error *err)
{
    const nn_json *v = nn_json_get(of, key);
    const int64_t got = nn_json_int(v, -1);
    if (got >= 0 && (uint64_t)got == want) return NN_OK;
    return nn_error_set(err, NN_E_FORMAT, "%s: %s: expected %zu as the weights have, got %s", path, key, want,
                        !v ? "nothing" : got < 0 ? nn_json_type_name(v->type) : "another number");
}
/* a list of n values, each of them a number (or text) */
NNI_FN nn_status nni_said_list(nn_json **out, const nn_json *of, const char *key, size_t n, int text, const char *path,
                           nn_error *err)
{
    nn_json *v = nn_json_get(of, key), *c;
    if (!v || v->type != NN_JSON_ARRAY || v->n != n)
        return nn_error_set(err, NN_E_FORMAT, "%s: %s: expected a list of %zu as the weights have, got %s", path, key,
                            n, !v ? "nothing" : v->type == NN_JSON_ARRAY ? "another number of them" :
                                                                          nn_json_type_name(v->type));
    for (c = v->v.first; c; c = c->next) {
        const double d = nn_json_num(c, NAN);
        if (text ? c->type == NN_JSON_STRING : d == d) continue;
        return nn_error_set(err, NN_E_FORMAT, "%s: %s: expected %s, got %s", path, key, text ? "text" : "numbers",
                            nn_json_type_name(c->type));
    }
    *out = v;
    return NN_OK;
}
NNI_FN nn_status nni_said_hash(char out[65], const nn_json *of, const char *key, const char *path, nn_error *err)
{
    const nn_json *v = nn_json_get(of, key);
    const char *s = nn_json_str(v, "");
    if (v && v->type != NN_JSON_NULL && strlen(s) != 64)
        return nn_error_set(err, NN_E_FORMAT, "%s: %s: expected 64 hex digits", path, key);
    (void)snprintf(out, 65, "%s", s);
    return NN_OK;
}
NNI_FN nn_status nni_said_layers(nn_mlp_desc *desc, nn_mlp_layer_desc *layers, const nn_json *root, const char *path,
                             nn_error *err)
{
    const size_t hidden = desc->n_backbone + desc->n_head;
    const nn_json *v = nn_json_get(root, "layers");
    size_t i;
    if (!v || v->type != NN_JSON_ARRAY || v->n != hidden + 1)
        return nn_error_set(err, NN_E_FORMAT, "%s: layers: expected the %zu that the weights have, got %s", path,
                            hidden + 1, !v ? "nothing" : v->type == NN_JSON_ARRAY ? "another number of them" :
                                                                                   nn_json_type_name(v->type));
    for (i = 0, v = v->v.first; v; v = v->next, i++) {
        const nn_json *act = nn_json_get(v, "activation");
        const char *name = nn_json_str(act, "");
        const nn_act a = nn_act_parse(name);
        NNI_TRY(nni_said_count(v, "n_out", i < hidden ? layers[i].width : desc->n_out, path, err));
        if (a == NN_ACT_DEFAULT || (i == hidden && a != NN_ACT_IDENTITY))
            return nn_error_set(err, NN_E_FORMAT, "%s: layer %zu: activation: expected %s, got '%s'", path, i,
                                i == hidden ? "identity" : "one such as relu or gelu",
                                !act ? "nothing" : name);
        if (i == hidden) break;
        layers[i].act = a;
        NNI_TRY(nni_said_number(&layers[i].dropout, v, "dropout", 0, 0, 1, path, err));
        if (nn_json_get(v, "slope")) NNI_TRY(nni_said_number(&desc->slope, v, "slope", NAN, 0, 1e30, path, err));
    }
    return NN_OK;
}
NNI_FN nn_status nni_said_scaler(nn_model *m, size_t n_in, const nn_json *root, const char *path, nn_error *err)
{
    const nn_json *v = nn_json_get(root, "scaler");
    nn_json *a = NULL, *b = NULL;
    size_t i;
    if (v && v->type == NN_JSON_NULL) return NN_OK;
    if (!v || v->type != NN_JSON_OBJECT)
        return nn_error_set(err, NN_E_FORMAT, "%s: scaler: expected null or a map of mean and scale, got %s", path,
                            v ? nn_json_type_name(v->type) : "nothing");
    NNI_TRY(nni_said_list(&a, v, "mean", n_in, 0, path, err));
    NNI_TRY(nni_said_list(&b, v, "scale", n_in, 0, path, err));
    m->scaler_mean = (double *)nn_arena_get(&m->arena, (n_in + 1) * sizeof(double));
    m->scaler_scale = (double *)nn_arena_get(&m->arena, (n_in + 1) * sizeof(double));
    if (!m->scaler_mean || !m->scaler_scale)
        return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
    for (i = 0, a = a->v.first, b = b->v.first; a && b; a = a->next, b = b->next, i++) {
        m->scaler_mean[i] = nn_json_num(a, 0);
        m->scaler_scale[i] = nn_json_num(b, 1);
        if (m->scaler_scale[i] == 0)
            return nn_error_set(err, NN_E_FORMAT, "%s: scale: expected no zeros", path);
    }
    return NN_OK;
}
NNI_FN nn_status nni_said_selected(nn_model *m, size_t n_in, const nn_json *root, const char *path,
                               nn_error *err)
{
    nn_json *v = nn_json_get(root, "selected");
    if (!v || v->type == NN_JSON_NULL) return NN_OK;
    if (v->type != NN_JSON_ARRAY)
        return nn_error_set(err, NN_E_FORMAT, "%s: selected: expected a list of columns, got %s", path,
                            nn_json_type_name(v->type));
    m->keep = (unsigned char *)nn_arena_get(&m->arena, n_in);
    if (!m->keep) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
    memset(m->keep, 0, n_in);
    for (v = v->v.first; v; v = v->next) {
        const int64_t c = nn_json_int(v, -1);
        if (c < 0 || (uint64_t)c >= n_in)
            return nn_error_set(err, NN_E_FORMAT, "%s: selected: expected columns below %zu, got %lld", path, n_in,
                                (long long)c);
        m->keep[c] = 1;
    }
    return NN_OK;
}
/* null, and what version 0.1 wrote: a table without names */
NNI_FN nn_status nni_said_features(nn_model *m, size_t n_in, const nn_json *root, const char *path,
                               nn_error *err)
{
    const nn_json *label = nn_json_get(root, "label");
    nn_json *v = nn_json_get(root, "features");
    size_t i = 0;
    if (label && label->type != NN_JSON_STRING && label->type != NN_JSON_NULL)
        return nn_error_set(err, NN_E_FORMAT, "%s: label: expected text or null, got %s", path,
                            nn_json_type_name(label->type));
    if (label && label->type == NN_JSON_STRING) m->label = nni_model_text(m, nn_json_str(label, ""));
    if (!v || v->type == NN_JSON_NULL) return NN_OK;
    NNI_TRY(nni_said_list(&v, root, "features", n_in, 1, path, err));
    m->features = (const char **)nn_arena_get(&m->arena, (n_in + 1) * sizeof *m->features);
    if (!m->features) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
    for (v = v->v.first; v; v = v->next) m->features[i++] = nni_model_text(m, nn_json_str(v, ""));
    return NN_OK;
}
NNI_FN nn_status nni_model_described(nn_model *m, nn_mlp_desc *desc, nn_mlp_layer_desc *layers, const nn_json *root,
                           const char *path, nn_error *err)
{
    const char *format = nn_json_str(nn_json_get(root, "format"), "");
    nn_json *v = NULL, *w;
    char hash[65];
    double seed, epochs, best_epoch;
    size_t i = 0;
    m->described = 1;
    if (strcmp(format, "nn_mlp 1") != 0)
        return nn_error_set(err, NN_E_FORMAT, "%s: format: expected 'nn_mlp 1', got '%s'", path, format);
    NNI_TRY(nni_said_count(root, "n_in", desc->n_in, path, err));
    NNI_TRY(nni_said_count(root, "n_out", desc->n_out, path, err));
    NNI_TRY(nni_said_layers(desc, layers, root, path, err));
    NNI_TRY(nni_said_list(&v, root, "classes", desc->n_out, 1, path, err));
    m->classes = (const char **)nn_arena_get(&m->arena, (v->n + 1) * sizeof *m->classes);
    if (!m->classes) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
    for (w = v->v.first; w; w = w->next) {
        m->classes[i++] = nni_model_text(m, nn_json_str(w, "?"));
        for (v = nn_json_get(root, "classes")->v.first; v != w; v = v->next)
            if (strcmp(nn_json_str(v, ""), nn_json_str(w, "")) == 0)
                return nn_error_set(err, NN_E_FORMAT, "%s: classes: '%s' stands there twice", path,
                                    nn_json_str(w, ""));
    }
    m->n_classes = desc->n_out;
    NNI_TRY(nni_said_features(m, desc->n_in, root, path, err));
    v = nn_json_get(root, "input");
    NNI_TRY(nni_said_number(&m->divide, v, "divide", NAN, 1e-300, 1e300, path, err));
    NNI_TRY(nni_said_number(&m->mean, v, "mean", NAN, -1e300, 1e300, path, err));
    NNI_TRY(nni_said_number(&m->std, v, "std", NAN, 1e-300, 1e300, path, err));
    NNI_TRY(nni_said_scaler(m, desc->n_in, root, path, err));
    NNI_TRY(nni_said_selected(m, desc->n_in, root, path, err));
    NNI_TRY(nni_said_hash(m->initial, root, "initial_backbone_sha256", path, err));
    NNI_TRY(nni_said_hash(m->from_backbone, root, "from_backbone_sha256", path, err));
    NNI_TRY(nni_said_hash(hash, root, "weights_sha256", path, err));
    NNI_TRY(nni_said_number(&seed, root, "seed", 0, 0, 18446744073709551615.0, path, err));
    NNI_TRY(nni_said_number(&epochs, root, "epochs", 0, 0, 1e15, path, err));
    NNI_TRY(nni_said_number(&best_epoch, root, "best_epoch", 0, 0, 1e15, path, err));
    v = nn_json_get(root, "seed");
    m->seed = v && v->type == NN_JSON_UINT ? v->v.u : (uint64_t)nn_json_int(v, 0);
    m->epochs = (size_t)epochs;
    m->best_epoch = (size_t)best_epoch;
    v = nn_json_get(root, "name");
    if (v && v->type != NN_JSON_STRING)
        return nn_error_set(err, NN_E_FORMAT, "%s: name: expected text, got %s", path, nn_json_type_name(v->type));
    m->name = nni_model_text(m, nn_json_str(v, ""));
    return NN_OK;
}
/* The description of a file: the one beside it, or the one in it. */
NNI_FN nn_status nni_model_description(nn_model *m, nn_json **root, const char **from, const char *own, nn_error *err)
{
    char buf[4096];
    nn_buf text = NN_ZERO;
    const char *beside = nn_model_sidecar(buf, sizeof buf, m->path);
    nn_status s = NN_OK;
    *root = NULL;
    if (beside && nn_file_exists(beside, NULL)) {
        *from = nni_model_text(m, beside);
        s = nn_file_read(&text, beside, NULL, err);
        if (s == NN_OK)
            s = nn_json_parse(root, &m->arena, (const char *)text.data, text.len, *from, NULL, err);
        nn_buf_free(&text);
        if (s != NN_OK || nn_json_get(*root, "format") || nn_json_get(*root, "layers")) return s;
        m->passed_over = *from;
        *root = NULL;
    }
    if (!own) return NN_OK;
    *from = m->path;
    return nn_json_parse(root, &m->arena, own, strlen(own), m->path, NULL, err);
}
NNI_FN nn_status nni_model_load(nn_model *m, const nn_dict *d, nn_error *err)
{
    nn_load_desc ld = NN_ZERO;
    nn_load_report rep = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_status s;
    char name[NN_MLP_NAME + 8];
    (void)nn_mlp_param(m->net, 0, name);         /* names of strangers (fc1, fc2, ...) count by order */
    ld.by_order = m->by_order = !nn_dict_get(d, name);
    ld.strict = 1;
    s = nn_mlp_load(m->net, d, &ld, &rep, &e);
    nn_load_report_free(&rep);
    if (s != NN_OK) return nn_error_set(err, NN_E_FORMAT, "%.60s: %.120s", m->path, e.msg);
    return NN_OK;
}
NNI_FN nn_status nni_model_build(nn_model *m, const char *path, const nn_model_desc *o, const nn_dict *d,
                                 const char *own, nn_error *err)
{
    nn_mlp_layer_desc layers[256];
    nn_mlp_desc desc = NN_ZERO;
    nn_json *root = NULL;
    const char *from = NULL, *said;
    size_t i;
    desc.act = o->act;
    NNI_TRY(nni_model_description(m, &root, &from, own, err));
    NNI_TRY(nn_mlp_desc_from_state(&desc, layers, 255, d, err));
    if (root) NNI_TRY(nni_model_described(m, &desc, layers, root, from, err));
    else {
        m->n_classes = desc.n_out;
        m->classes = (const char **)nn_arena_get(&m->arena, (desc.n_out + 1) * sizeof *m->classes);
        if (!m->classes) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
        for (i = 0; i < desc.n_out; i++) {
            char number[32];
            (void)snprintf(number, sizeof number, "%zu", i);
            m->classes[i] = nni_model_text(m, number);
        }
    }
    desc.init = NN_INIT_ZEROS;
    NNI_TRY(nn_mlp_create(&m->net, &desc, err));
    NNI_TRY(nni_model_load(m, d, err));
    NNI_TRY(nn_model_hash(m, err));
    said = nn_json_str(nn_json_get(root, "weights_sha256"), m->weights);
    if (root && !o->head && !o->ignore_hash && strcmp(said, m->weights) != 0)    /* of two files: none fits */
        return nn_error_set(err, NN_E_FORMAT,
                            "%.60s: weights_sha256: expected that of %.60s, %.12s, got %.12s: it describes other "
                            "weights", from, path, m->weights, said);
    return NN_OK;
}
NN_DEF nn_status nn_model_open(nn_model *m, const char *path, const nn_model_desc *desc, nn_error *err)
{
    nn_model_desc o = NN_ZERO;
    nn_dict d = NN_ZERO;
    const char *own = NULL, *own_head = NULL;
    nn_status s;
    memset(m, 0, sizeof *m);
    if (desc) o = *desc;
    m->divide = m->std = 1;
    m->path = nni_model_text(m, o.head ? o.head : path);
    s = nni_model_read(m, &d, &own, path, err);
    if (s == NN_OK) s = nni_model_rename(m, &d, &o, err);
    if (s == NN_OK && o.head) s = nni_model_other_head(m, &d, &o, &own_head, err);
    if (s == NN_OK) s = nni_model_build(m, path, &o, &d, o.head ? own_head : own, err);
    nn_dict_free(&d);
    if (s != NN_OK) nn_model_free(m);
    return s;
}

#ifndef NN_SIG_ONLY_MODEL
/* ---- [CAPTURE] ---------------------------------------------------------- */
NN_DEF nn_status nn_capture_run(nn_capture *c, const nn_mlp *m, nn_mlp_input in, size_t n,
                                const float *params, const nn_alloc *alloc, nn_error *err)
{
    nn_capture r = NN_ZERO;
    nn_mlp_run run = NN_ZERO;
    nn_status s;
    if (n < 1) return nn_error_set(err, NN_E_ARG, "nn_capture_run: expected at least one row");
    r.n_rows = n;
    r.n_layers = m->n_layers;
    r.model = m;
    run.params = params;
    run.threads = 1;
    s = nn_mlp_workspace_make(&r.work, m, n, NN_WORK_PRE | NN_WORK_POST, NULL, alloc, err);
    if (s != NN_OK) return s;
    s = nn_mlp_forward(m, &r.work, in, n, &run, NULL, err);
    if (s != NN_OK) { nn_mlp_workspace_free(&r.work); return s; }
    *c = r;
    return NN_OK;
}
NN_DEF const float *nn_capture_layer(const nn_capture *c, size_t l, int post)
{
    return post ? nn_mlp_post(&c->work, l) : nn_mlp_pre(&c->work, l);
}
NN_DEF void nn_capture_free(nn_capture *c)
{
    nn_capture zero = NN_ZERO;
    nn_mlp_workspace_free(&c->work);
    *c = zero;
}

/* ---- [SIGNATURE] -------------------------------------------------------- */
static const char *const nni_sig_names[NN_SIG_METHODS] = { "mean",       "std",         "max",
                                                           "min",        "sparsity",    "pca",
                                                           "svd",        "fourier",     "entropy",
                                                           "clustering", "pattern_wise" };
NN_DEF const char *nn_sig_method_name(nn_sig_method m)
{
    return (int)m >= 0 && m < NN_SIG_METHODS ? nni_sig_names[m] : "?";
}
NN_DEF int nn_sig_method_parse(const char *name)
{
    int i;
    for (i = 0; i < (int)NN_SIG_METHODS; i++) if (strcmp(name, nni_sig_names[i]) == 0) return i;
    return -1;
}
NN_DEF nn_status nn_signature_layout(nn_signature_layer *layer, const nn_signature_desc *d,
                                     size_t rows, size_t neurons, nn_error *err)
{
    const unsigned methods = d->methods ? d->methods : 1u << NN_SIG_MEAN | 1u << NN_SIG_STD;
    const size_t axes = rows < neurons ? rows : neurons;
    size_t m, n, width = 0, parts = 0;
    if (rows < 1 || neurons < 1)
        return nn_error_set(err, NN_E_ARG,
                        "nn_signature_layout: expected at least one row and one neuron");
    if (methods >> NN_SIG_METHODS)
        return nn_error_set(err, NN_E_ARG, "nn_signature_layout: unknown method bits 0x%x", methods);
    if ((methods >> NN_SIG_PATTERN_WISE & 1u) && (!d->group || !d->n_groups))
        return nn_error_set(err, NN_E_ARG, "nn_signature_layout: pattern_wise needs the rows' groups");
    for (m = 0; m < NN_SIG_METHODS; m++) {
        nn_signature_part *p = &layer->part[parts];
        if (!(methods >> m & 1u)) continue;
        n = 1;
        p->is_list = 1;
        switch ((nn_sig_method)m) {
        case NN_SIG_PCA:
            n = d->pca_components ? d->pca_components : 3;
            if (n > axes) n = axes;
            break;
        case NN_SIG_SVD:
            n = d->svd_components ? d->svd_components : 2;
            if (n > axes) n = axes;
            break;
        case NN_SIG_FOURIER:
            n = d->fourier_frequencies ? d->fourier_frequencies : 1;
            if (n > rows / 2 + 1) n = rows / 2 + 1;
            break;
        case NN_SIG_CLUSTERING:   n = d->clusters ? d->clusters : 2; if (n > rows) n = rows; break;
        case NN_SIG_PATTERN_WISE: n = d->n_groups; break;
        default:                  p->is_list = 0; break;
        }
        p->method = (nn_sig_method)m;
        p->offset = width;
        p->count = n;
        parts++;
        if (!nn_size_add(width, n, &width))
            return nn_error_set(err, NN_E_NOMEM, "nn_signature_layout: size overflows");
    }
    layer->n_parts = parts;
    layer->width = width;
    layer->rows = rows;
    layer->neurons = neurons;
    return NN_OK;
}
/* Ascending, by merging runs of doubling length; no branch depends on the values, which are as good
 * as random. tmp [n]. */
NNI_FN void nni_sort_f64(double *x, double *tmp, size_t n)
{
    double *from = x, *to = tmp, *t;
    size_t run, i;
    for (run = 1; run < n; run *= 2) {
        for (i = 0; i < n; i += 2 * run) {
            size_t mid = n - i < run ? n : i + run, end = n - mid < run ? n : mid + run, p = i,
                   q = mid, o = i;
            while (p < mid && q < end) {
                const size_t second = from[q] < from[p];
                to[o++] = from[second ? q : p];
                p += !second;
                q += second;
            }
            memcpy(to + o, from + p, (mid - p) * sizeof *to);
            memcpy(to + o + (mid - p), from + q, (end - q) * sizeof *to);
        }
        t = from; from = to; to = t;
    }
    if (from != x) memcpy(x, from, n * sizeof *x);
}
/* The optimal partition of sorted values is into k runs. With prefix sums a, b of x and x^2 (x
 * centred first, so that the difference keeps its digits),
 * cost(i, j) = b_j - b_i - (a_j - a_i)^2 / (j - i), and D_q(j) = min_i D_{q-1}(i) + cost(i, j).
 * scratch: 3(n+1) + k(n+1) doubles. */
NNI_FN double nni_kmeans1_sorted(double *centres, const double *x, size_t n, size_t k, double *scratch)
{
    double *a = scratch, *b = a + n + 1, *best = b + n + 1, *cut = best + n + 1, shift, total;
    size_t q, i, j;
    shift = nn_sum_f64(x, n) / (double)n;
    a[0] = b[0] = 0;
    for (i = 0; i < n; i++) { double v = x[i] - shift; a[i + 1] = a[i] + v; b[i + 1] = b[i] + v * v; }
    for (j = 1; j <= n; j++) {
        best[j] = b[j] - a[j] * a[j] / (double)j;
        if (best[j] < 0) best[j] = 0;
        cut[j] = 0;
    }
    for (q = 2; q <= k; q++) {
        double *from = cut + (q - 1) * (n + 1);
        /* descending: best[i] of fewer runs is still there for i < j */
        for (j = n; j >= q; j--) {
            double low = -1;
            size_t at = q - 1;
            for (i = q - 1; i < j; i++) {
                double s = a[j] - a[i], c = b[j] - b[i] - s * s / (double)(j - i);
                if (c < 0) c = 0;
                c += best[i];
                if (low < 0 || c < low) { low = c; at = i; }
            }
            best[j] = low;
            from[j] = (double)at;
            if (q == k) break;                        /* the last level is wanted for all n values only */
        }
    }
    total = best[n];
    for (q = k, j = n; q > 0; q--) {
        i = q > 1 ? (size_t)cut[(q - 1) * (n + 1) + j] : 0;
        centres[q - 1] = nn_sum_f64(x + i, j - i) / (double)(j - i);
        j = i;
    }
    return total;
}
NN_DEF nn_status nn_kmeans1(double *centres, double *cost, const double *x, size_t n, size_t k,
                            const nn_alloc *alloc, nn_error *err)
{
    double *s, c;
    size_t cells, bytes;
    nn_status st = nn_arithmetic_check("nn_kmeans1", err);
    if (st != NN_OK) return st;
    if (k < 1 || k > n)
        return nn_error_set(err, NN_E_ARG,
                        "nn_kmeans1: clusters, expected 1 to %zu (the values), got %zu", n, k);
    if (!nn_size_mul(n + 1, k + 4, &cells) || !nn_size_mul(cells, sizeof *s, &bytes) ||
        (s = (double *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_kmeans1: out of memory for %zu values", n);
    memcpy(s, x, n * sizeof *s);
    nni_sort_f64(s, s + n + 1, n);
    c = nni_kmeans1_sorted(centres, s, n, k, s + n + 1);
    if (cost) *cost = c;
    nn_mem_free(s, bytes, alloc);
    return NN_OK;
}
/* NumPy's histogram of x [n] into equal bins from lo to hi (lo < hi), its edge corrections
 * included; entropy in bits. */
NNI_FN double nni_sig_entropy(const double *x, size_t n, double lo, double hi, size_t bins, double *count)
{
    const double step = (hi - lo) / (double)bins;
    double h = 0;
    size_t i, b;
    for (b = 0; b < bins; b++) count[b] = 0;
    for (i = 0; i < n; i++) {
        double f = (x[i] - lo) / (hi - lo) * (double)bins;
        b = (size_t)f;
        if (b >= bins) b = bins - 1;
        if (b > 0 && x[i] < (double)b * step + lo) b--;
        else if (b + 1 < bins && x[i] >= (double)(b + 1) * step + lo) b++;
        count[b] += 1;
    }
    for (b = 0; b < bins; b++)
        if (count[b] > 0) {
            double p = count[b] / (double)n;
            h -= p * (nn_log(p) * 1.4426950408889634074);
        }
    return h > 0 ? h : 0;
}
/* The n_axes leading unit eigenvectors of the rows' second moments: loadings of the columns col [d,
 * N] (one neuron per row), as out[j * width + axis]. */
NNI_FN nn_status nni_sig_axes(double *out, size_t width, const double *col, size_t d, size_t rows,
                              size_t n_axes, const nn_alloc *alloc, nn_error *err)
{
    size_t bytes, cells, a, j;
    double *g, *w, *v;
    nn_status s;
    if (!nn_size_mul(d, d + n_axes + 1, &cells) || !nn_size_mul(cells, sizeof *g, &bytes) ||
        (g = (double *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_signature_values: out of memory for %zu neurons", d);
    v = g + d * d;
    w = v + n_axes * d;
    s = nn_gemm_f64(d, d, rows, 1.0, col, rows, 0, col, rows, 1, 0.0, g, d, 1, err);
    if (s == NN_OK) s = nn_eigh_top(w, v, g, d, n_axes, alloc, err);
    if (s == NN_OK)
        for (a = 0; a < n_axes; a++)
            for (j = 0; j < d; j++) out[j * width + a] = v[a * d + j];
    nn_mem_free(g, bytes, alloc);
    return s;
}
NN_DEF nn_status nn_signature_values(double *out, const nn_signature_layer *layout, const float *x,
                                     size_t ldx, const nn_signature_desc *d, nn_error *err)
{
    const size_t N = layout->rows, D = layout->neurons, W = layout->width, half = N / 2 + 1;
    const size_t bins = d->entropy_bins ? d->entropy_bins : 20;
    const nn_signature_part *at[NN_SIG_METHODS];
    size_t cells, extra, bytes, i, j, p, k, clusters = 1, *first = NULL, *member = NULL;
    double *block, *col, *mean, *work, *wave = NULL, *spec = NULL;
    nn_status s = NN_OK;
    for (i = 0; i < NN_SIG_METHODS; i++) at[i] = NULL;
    for (p = 0; p < layout->n_parts; p++) at[layout->part[p].method] = &layout->part[p];
    if (at[NN_SIG_CLUSTERING]) clusters = at[NN_SIG_CLUSTERING]->count;
    if (ldx == 0) ldx = D;
    /* one block: col [D,N], mean [D], work (sorted copy + k-means tables, or bins, or a group's
     * values), rows by group, wave [2 half, N], spec [D, 2 half] */
    extra = (N + 1) * (clusters + 6) + bins + d->n_groups + 1;
    if (!nn_size_mul(N + 1, D, &cells) || !nn_size_add(cells, extra, &cells) ||
        (at[NN_SIG_FOURIER] &&
         (!nn_size_mul(2 * half, N + D, &extra) || !nn_size_add(cells, extra, &cells))) ||
        !nn_size_mul(cells, sizeof *block, &bytes) ||
        (block = (double *)nn_mem_alloc(bytes, &d->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM,
                        "nn_signature_values: out of memory for %zu x %zu activations", N, D);
    col = block;
    mean = col + D * N;
    work = mean + D;
    first = (size_t *)(void *)(work + (N + 1) * (clusters + 5) + bins);
    member = first + d->n_groups + 1;
    /* rows of group k: member[first[k]] .. member[first[k + 1] - 1], in order */
    if (at[NN_SIG_PATTERN_WISE]) {
        for (k = p = 0; k < d->n_groups; k++)
            for (first[k] = p, i = 0; i < N; i++)
                if (d->group[i] >= 0 && (size_t)d->group[i] == k) member[p++] = i;
        first[k] = p;
    }
    if (at[NN_SIG_FOURIER]) {
        wave = work + (N + 1) * (clusters + 6) + bins + d->n_groups + 1;
        spec = wave + 2 * half * N;
    }
    for (i = 0; i < N; i++)
        for (j = 0; j < D; j++) {
            double v = (double)x[i * ldx + j];
            if (!(v - v == 0)) {
                nn_mem_free(block, bytes, &d->alloc);
                return nn_error_set(
                    err, NN_E_NONFINITE,
                    "nn_signature_values: the activation of neuron %zu in row %zu is not finite", j,
                    i);
            }
            col[j * N + i] = v;
        }
    if (at[NN_SIG_SVD])
        s = nni_sig_axes(out + at[NN_SIG_SVD]->offset, W, col, D, N, at[NN_SIG_SVD]->count,
                         &d->alloc, err);
    if (s == NN_OK && at[NN_SIG_FOURIER]) {
        /* cos and sin of 2 pi f t / N from one table of N angles: f t mod N is exact */
        for (i = 0; i < N; i++)
            nn_sincos(6.283185307179586477 * (double)i / (double)N, &work[N + i], &work[i]);
        for (k = 0; k < half; k++)
            for (i = p = 0; i < N; i++) {
                wave[2 * k * N + i] = work[p];
                wave[(2 * k + 1) * N + i] = work[N + p];
                p += k;
                if (p >= N) p -= N;
            }
        s = nn_gemm_f64(D, 2 * half, N, 1.0, col, N, 0, wave, N, 1, 0.0, spec, 2 * half, 1, err);
    }
    if (s != NN_OK) { nn_mem_free(block, bytes, &d->alloc); return s; }
    for (j = 0; j < D; j++) {
        const double *c = col + j * N;
        double *o = out + j * W, lo = c[0], hi = c[0];
        mean[j] = nn_sum_f64(c, N) / (double)N;
        for (i = 1; i < N; i++) { if (c[i] < lo) lo = c[i]; if (c[i] > hi) hi = c[i]; }
        if (at[NN_SIG_MEAN]) o[at[NN_SIG_MEAN]->offset] = mean[j];
        if (at[NN_SIG_MAX]) o[at[NN_SIG_MAX]->offset] = hi;
        if (at[NN_SIG_MIN]) o[at[NN_SIG_MIN]->offset] = lo;
        if (at[NN_SIG_STD]) {
            for (i = 0; i < N; i++) work[i] = c[i] - mean[j];
            o[at[NN_SIG_STD]->offset] = nni_sqrt(nn_dot_f64(work, work, N) / (double)N);
        }
        if (at[NN_SIG_SPARSITY]) {
            const double below = d->sparsity_below != 0 ? d->sparsity_below : 1e-3;
            size_t few = 0;
            for (i = 0; i < N; i++) few += fabs(c[i]) < below;
            o[at[NN_SIG_SPARSITY]->offset] = (double)few / (double)N;
        }
        if (at[NN_SIG_FOURIER]) {
            double *top = o + at[NN_SIG_FOURIER]->offset;
            const double *z = spec + j * 2 * half;
            p = at[NN_SIG_FOURIER]->count;
            /* squares: the order is the same */
            for (k = 0; k < half; k++) work[k] = z[2 * k] * z[2 * k] + z[2 * k + 1] * z[2 * k + 1];
            if (p > 16) {
                nni_sort_f64(work, work + half, half);
                memcpy(top, work + half - p, p * sizeof *top);
            } else {
                for (k = 0; k < p; k++) top[k] = -1;
                for (k = 0; k < half; k++) {             /* top stays ascending */
                    if (!(work[k] > top[0])) continue;
                    for (i = 1; i < p && work[k] > top[i]; i++) top[i - 1] = top[i];
                    top[i - 1] = work[k];
                }
            }
            for (k = 0; k < p; k++) top[k] = nni_sqrt(top[k]);
        }
        if (at[NN_SIG_ENTROPY])
            o[at[NN_SIG_ENTROPY]->offset] =
                lo < hi ? nni_sig_entropy(c, N, lo, hi, bins, work) : 0.0;
        if (at[NN_SIG_CLUSTERING]) {
            memcpy(work, c, N * sizeof *work);
            nni_sort_f64(work, work + N + 1, N);
            (void)nni_kmeans1_sorted(o + at[NN_SIG_CLUSTERING]->offset, work, N, clusters, work + N + 1);
        }
        /* sums over a group's rows in order; an empty group has mean 0 */
        if (at[NN_SIG_PATTERN_WISE]) {
            double *g = o + at[NN_SIG_PATTERN_WISE]->offset;
            for (k = 0; k < d->n_groups; k++) {
                const size_t n = first[k + 1] - first[k];
                for (i = 0; i < n; i++) work[i] = c[member[first[k] + i]];
                g[k] = n ? nn_sum_f64(work, n) / (double)n : 0.0;
            }
        }
    }
    if (at[NN_SIG_PCA]) {                              /* last: it centres the columns in place */
        for (j = 0; j < D; j++) for (i = 0; i < N; i++) col[j * N + i] -= mean[j];
        s = nni_sig_axes(out + at[NN_SIG_PCA]->offset, W, col, D, N, at[NN_SIG_PCA]->count, &d->alloc, err);
    }
    nn_mem_free(block, bytes, &d->alloc);
    return s;
}
NN_DEF nn_status nn_signature_make(nn_signature *out, const nn_capture *c,
                                   const nn_signature_desc *d, nn_error *err)
{
    nn_signature r = NN_ZERO;
    nn_signature_layer tmp;
    size_t l, values = 0, n, head;
    double *v;
    nn_status s = nn_arithmetic_check("nn_signature_make", err);
    if (s != NN_OK) return s;
    r.n_layers = c->n_layers;
    r.alloc = d->alloc;
    for (l = 0; l < c->n_layers; l++) {
        s = nn_signature_layout(&tmp, d, c->n_rows, c->model->layers[l].n_out, err);
        if (s != NN_OK) return s;
        if (!nn_size_mul(tmp.neurons, tmp.width, &n) || !nn_size_add(values, n, &values))
            return nn_error_set(err, NN_E_NOMEM, "nn_signature_make: size overflows");
    }
    if (!nn_size_mul(c->n_layers, sizeof tmp, &head) || !nn_size_mul(values, sizeof *v, &n) ||
        !nn_size_add(head, n, &r.bytes) || (r.block = nn_mem_alloc(r.bytes, &r.alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_signature_make: out of memory for %zu values", values);
    r.layers = (nn_signature_layer *)r.block;
    v = (double *)(void *)((unsigned char *)r.block + head);
    for (l = 0; l < c->n_layers; l++) {
        nn_signature_layer *y = &r.layers[l];
        memset(y, 0, sizeof *y);
        s = nn_signature_layout(y, d, c->n_rows, c->model->layers[l].n_out, err);
        y->values = v;
        v += y->neurons * y->width;
        (void)snprintf(y->key, sizeof y->key, "%u", (unsigned)(2 * l) & 0xFFFFFFu);
        if (s == NN_OK)
            s = nn_signature_values(y->values, y, nn_capture_layer(c, l, d->post_activation), 0, d,
                                    err);
        if (s != NN_OK) { nn_mem_free(r.block, r.bytes, &r.alloc); return s; }
    }
    *out = r;
    return NN_OK;
}
NN_DEF void nn_signature_free(nn_signature *s)
{
    nn_signature zero = NN_ZERO;
    nn_mem_free(s->block, s->bytes, &s->alloc);
    *s = zero;
}

/* ---- [GATES] ------------------------------------------------------------ */
NN_DEF nn_gate_desc nn_gate_desc_default(void)
{
    nn_gate_desc d;
    d.min_pattern_improvement = d.min_degradation_threshold = 0.05;
    d.pattern_specific = 1;
    d.specific_margin = d.max_other_degradation = 0.02;
    d.control = 0;
    d.max_control_damage = 0.05;
    d.max_other_gain = 0.1;
    return d;
}
NN_DEF const char *nn_gate_name(nn_gate_verdict v)
{
    static const char *const names[] = { "passed",     "target_improvement", "pattern_specific",
                                         "other_degradation", "other_gain",  "not_caused",
                                         "other_damaged" };
    return names[v];
}
NN_DEF nn_gate_report nn_gates_apply(const nn_gate_desc *d, const nn_gate_pattern *p, size_t n,
                                     size_t target)
{
    const double eps = 1e-9, least = d->min_pattern_improvement > d->min_degradation_threshold ?
                                         d->min_pattern_improvement :
                                         d->min_degradation_threshold;
    nn_gate_report r = NN_ZERO;
    size_t i;
    int harmed = 0;
    NN_ASSERT(target < n);
    r.target_gain = p[target].after - p[target].before;
    r.caused = d->control ? p[target].control - p[target].before : 0;
    r.worst = n;
    for (i = 0; i < n; i++) {
        const double gain = p[i].after - p[i].before, damage = d->control ? p[i].control - p[i].before : 0;
        if (i == target || p[i].related) continue;
        r.n_others++;
        r.others_mean_gain += gain;
        if (r.worst == n || -gain > r.worst_loss) { r.worst = i; r.worst_loss = -gain; }
        if (-gain > d->max_other_degradation + eps && -gain > 2 * p[i].std_error + eps) harmed = 1;
        if (r.n_others == 1 || gain > r.best_gain) r.best_gain = gain;
        if (r.n_others == 1 || damage > r.worst_damage) r.worst_damage = damage;
    }
    if (r.n_others) r.others_mean_gain /= (double)r.n_others;
    if (r.target_gain < least - eps) r.verdict = NN_GATE_IMPROVEMENT;
    else if (d->pattern_specific && r.n_others &&
             r.target_gain <= r.others_mean_gain + d->specific_margin + eps)
        r.verdict = NN_GATE_SPECIFIC;
    else if (harmed) r.verdict = NN_GATE_OTHERS;
    else if (!d->control) return r;
    else if (r.n_others && r.best_gain > d->max_other_gain + eps) r.verdict = NN_GATE_GAIN;
    else if (r.caused < d->min_degradation_threshold - eps ||
             r.caused < 2 * p[target].control_std_error - eps)
        r.verdict = NN_GATE_CAUSE;
    else if (r.n_others && r.worst_damage > d->max_control_damage + eps)
        r.verdict = NN_GATE_CONTROL;
    return r;
}
NN_DEF double nn_paired_std_error(size_t n, size_t gained, size_t lost)
{
    double m, s;                                       /* per row d in {-1, 0, 1}: var = mean d^2 -
                                                          (mean d)^2 */
    if (n < 1) return 0;
    m = ((double)gained - (double)lost) / (double)n;
    s = ((double)gained + (double)lost) / (double)n - m * m;
    return s > 0 ? nni_sqrt(s / (double)n) : 0;
}
NN_DEF double nn_share_std_error(size_t k, size_t n)
{
    const double N = (double)n, p = n ? (double)k / N : 0;
    if (n < 1) return 1;
    return nni_sqrt(p * (1 - p) / N + 1 / (4 * N * N)) / (1 + 1 / N);
}
NN_DEF double nn_paired_std_error_adjusted(size_t n, size_t gained, size_t lost)
{
    const double N = (double)n + 2, m = ((double)gained - (double)lost) / N;
    if (n < 1) return 1;
    return nni_sqrt((((double)gained + (double)lost + 1) / N - m * m) / N);
}

/* ---- [BEHAVIOUR] -------------------------------------------------------- */
NN_DEF void nn_behaviour_probe_free(nn_behaviour_probe *p)
{
    nn_behaviour_probe zero = NN_ZERO;
    nn_mem_free(p->member, p->bytes, &p->alloc);
    *p = zero;
}
NN_DEF size_t nn_behaviour_find(const nn_behaviour_probe *p, nn_pattern_use u)
{
    size_t i;
    u.id = nn_pattern_set_of(u.id);
    for (i = 0; i < p->n_uses; i++)
        if (p->uses[i].id == u.id && p->uses[i].token == u.token) break;
    return i;
}
/* The sequences of one set after each other, as tokens and as numbers. */
NNI_FN void nni_behaviour_rows(nn_behaviour_probe *p, size_t at, const uint8_t *seq, size_t n)
{
    size_t i;
    for (i = 0; i < n * p->length; i++) {
        p->tokens[at * p->length + i] = seq[i];
        p->index[at * p->length + i] = (float)seq[i];
    }
}
NN_DEF nn_status nn_behaviour_probe_make(nn_behaviour_probe *out, const nn_pattern_space *s,
                                         uint64_t seed, size_t most, size_t of_space,
                                         const nn_alloc *alloc, nn_error *err)
{
    nn_behaviour_probe p = NN_ZERO;
    nn_rng rng = nn_rng_make(seed, NN_STREAM_PATTERN, UINT64_MAX);
    nn_pattern_use any;
    uint8_t seq[NN_PATTERN_LENGTH_MAX];
    size_t i, u, cells, rows, words;
    nn_status st = NN_OK;
    if (!most) most = 2500;
    if (!of_space) of_space = 4000;
    if (alloc) p.alloc = *alloc;
    p.length = s->length;
    p.vocab = s->vocab;
    p.n_uses = nn_pattern_universe(p.uses, s);
    for (u = 0; u < p.n_uses; u++) {
        const nn_count size = nn_pattern_size(s, p.uses[u]);
        p.whole[u] = size.hi == 0 && size.lo <= most;
        p.first[u + 1] = p.first[u] + (p.whole[u] ? (size_t)size.lo : most);
    }
    rows = p.n_rows = p.first[p.n_uses] + of_space;
    if (!nn_size_mul(rows, p.length, &cells) || !nn_size_mul(cells, 8, &p.bytes) ||
        !nn_size_mul(of_space, 8, &words) || !nn_size_add(p.bytes, words, &p.bytes) ||
        (p.member = (uint64_t *)nn_mem_alloc(p.bytes, &p.alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_behaviour_probe_make: out of memory for %zu rows",
                            rows);
    p.tokens = (int32_t *)(void *)(p.member + of_space);
    p.index = (float *)(void *)(p.tokens + cells);
    for (u = 0; u < p.n_uses && st == NN_OK; u++) {
        nn_pattern_set set = NN_ZERO;
        nn_pattern_set_desc d = NN_ZERO;
        d.space = s;
        d.patterns = &p.uses[u];
        d.n_patterns = 1;
        d.each = p.first[u + 1] - p.first[u];
        d.seed = seed;
        d.index = UINT64_MAX - 1 - u;
        d.alloc = p.alloc;
        st = nn_pattern_set_distinct(&set, &d, err);
        if (st == NN_OK)
            nni_behaviour_rows(&p, p.first[u], (const uint8_t *)set.tokens.data, d.each);
        nn_pattern_set_free(&set);
    }
    any.id = NN_PATTERN_STARTS_WITH;
    any.token = -1;
    for (i = 0; i < of_space; i++) {
        nn_pattern_draw(s, any, &rng, seq);
        nni_behaviour_rows(&p, p.first[p.n_uses] + i, seq, 1);
        p.member[i] = 0;
        for (u = 0; u < p.n_uses; u++)
            if (nn_pattern_match(s, p.uses[u], seq)) p.member[i] |= UINT64_C(1) << u;
    }
    *out = p;
    if (st != NN_OK) nn_behaviour_probe_free(out);
    return st;
}
/* yes[i] = the model accepts row from + i. */
NNI_FN nn_status nni_behaviour_ask(const nn_behaviour_probe *p, const nn_mlp *m, int index_input,
                                   size_t from, size_t n, float *z, nn_error *err)
{
    nn_mlp_input in = nn_mlp_tokens(p->tokens + from * p->length, p->length, p->vocab);
    if (index_input) in = nn_mlp_dense(p->index + from * p->length, 0);
    return nn_mlp_predict(m, z, in, n, 1, err);
}
NNI_FN size_t nni_accepted(const float *z, size_t n)
{
    size_t i, k = 0;
    for (i = 0; i < n; i++) k += z[i] > 0.0f;
    return k;
}
/* The share of the space outside the sets of `mask` that is accepted; z of the space's rows. */
NNI_FN void nni_behaviour_elsewhere(nn_behaviour *b, const nn_behaviour_probe *p, uint64_t mask,
                                    const float *z)
{
    size_t i, k = 0, n = 0;
    for (i = 0; i < p->n_rows - p->first[p->n_uses]; i++) {
        if (p->member[i] & mask) continue;
        n++;
        k += z[i] > 0.0f;
    }
    b->elsewhere = n ? (double)k / (double)n : 0;
    b->elsewhere_std_error = n ? nn_share_std_error(k, n) : 0;
    b->elsewhere_rows = n;
}
NN_DEF nn_status nn_behaviour_measure(nn_behaviour *out, const nn_behaviour_probe *p,
                                      const nn_mlp *m, const nn_behaviour_desc *d, nn_error *err)
{
    const double listed = d->listed > 0 ? d->listed : 0.8,
                 partial = d->partial > 0 ? d->partial : 0.5;
    const size_t look = d->first_look ? d->first_look : 400, of_space = p->n_rows - p->first[p->n_uses];
    nn_behaviour b = NN_ZERO;
    size_t u, most = of_space, bytes;
    float *z;
    nn_status s = nn_arithmetic_check("nn_behaviour_measure", err);
    if (s != NN_OK) return s;
    for (u = 0; u < p->n_uses; u++)
        if (p->first[u + 1] - p->first[u] > most) most = p->first[u + 1] - p->first[u];
    bytes = most * sizeof *z;
    z = (float *)nn_mem_alloc(bytes, &p->alloc);
    if (!z)
        return nn_error_set(err, NN_E_NOMEM, "nn_behaviour_measure: out of memory for %zu rows", most);
    b.n = p->n_uses;
    for (u = 0; u < p->n_uses && s == NN_OK; u++) {
        const size_t all = p->first[u + 1] - p->first[u];
        size_t n = look < all ? look : all, k;
        double near;
        s = nni_behaviour_ask(p, m, d->index_input, p->first[u], n, z, err);
        if (s != NN_OK) break;
        k = nni_accepted(z, n);
        b.share[u] = (double)k / (double)n;
        b.std_error[u] = nn_share_std_error(k, n);
        near = fabs(b.share[u] - listed);
        if (fabs(b.share[u] - partial) < near) near = fabs(b.share[u] - partial);
        if (n < all && near < 4 * b.std_error[u]) {
            s = nni_behaviour_ask(p, m, d->index_input, p->first[u] + n, all - n, z, err);
            if (s != NN_OK) break;
            k += nni_accepted(z, all - n);
            n = all;
            b.share[u] = (double)k / (double)n;
            b.std_error[u] = nn_share_std_error(k, n);
        }
        b.rows[u] = n;
        if (b.share[u] >= listed) b.listed |= UINT64_C(1) << u;
        else if (b.share[u] >= partial) b.partial |= UINT64_C(1) << u;
    }
    if (s == NN_OK) s = nni_behaviour_ask(p, m, d->index_input, p->first[p->n_uses], of_space, z, err);
    if (s == NN_OK) nni_behaviour_elsewhere(&b, p, b.listed | b.partial, z);
    nn_mem_free(z, bytes, &p->alloc);
    if (s == NN_OK) *out = b;
    return s;
}

/* ---- [RECORD] ----------------------------------------------------------- */
/* v to 6 decimals at p (at least NN_NUM_BYTES). v 10^6 = t + e exactly (fma gives the error of the
 * product), so the nearest integer is known exactly, ties to
 * even; it is printed as Python prints the double nearest to it: integers below 10^15 millionths
 * have at most 16 digits and read back alone. */
NNI_FN size_t nni_rounded(char *p, double v)
{
    static const uint32_t ten[6] = { 100000, 10000, 1000, 100, 10, 1 };
    const double t = v * 1e6;
    double q, rest, e;
    uint64_t u, whole;
    uint32_t f;
    char *s = p;
    size_t i, n;
    if (!(t < 1e14 && t > -1e14)) return nn_f64_print(p, nn_f64_round(v, 6));
    q = rint(t);                                       /* exact, ties to even */
    rest = t - q;
    /* a tie of the rounded product need not be one of the exact product */
    if (rest == 0.5 || rest == -0.5) {
        e = fma(v, 1e6, -t);
        if (rest > 0 && e > 0) q += 1;
        else if (rest < 0 && e < 0) q -= 1;
    }
    if (q < 0 || (q == 0 && signbit(v))) *s++ = '-';
    u = (uint64_t)(q < 0 ? -q : q);
    /* below 1e-4 Python turns to exponents: 1e-06, 2.5e-05 */
    if (u > 0 && u < 100) {
        if (u >= 10) {
            *s++ = (char)('0' + u / 10);
            if (u % 10) { *s++ = '.'; *s++ = (char)('0' + u % 10); }
            memcpy(s, "e-05", 4);
        } else { *s++ = (char)('0' + u); memcpy(s, "e-06", 4); }
        s += 4;
        *s = 0;
        return (size_t)(s - p);
    }
    whole = u / 1000000;
    f = (uint32_t)(u % 1000000);
    if (whole < 10) *s++ = (char)('0' + whole);
    else { n = nn_u64_print(s, whole); s += n; }
    *s++ = '.';
    for (i = 0; i < 6 && (i == 0 || f); i++) { *s++ = (char)('0' + f / ten[i]); f %= ten[i]; }
    *s = 0;
    return (size_t)(s - p);
}
NN_DEF nn_status nn_put_rounded(nn_buf *b, double v, nn_error *err)
{
    nn_status s;
    if (!(v - v == 0)) return nn_error_set(err, NN_E_NONFINITE, "nn_put_rounded: expected a finite number");
    s = nn_buf_reserve(b, NN_NUM_BYTES, err);
    if (s == NN_OK) { b->len += nni_rounded((char *)b->data + b->len, v); b->data[b->len] = 0; }
    return s;
}
/* Text building where the first failure sticks: memory is the only thing that can go wrong, and is
 * looked at in the end. NNI_STEP is the one way to give such a status a new value: a step that
 * follows a failure is not run, so that no later success hides it. */
#define NNI_STEP(status, call) ((void)((status) == NN_OK && ((status) = (call)) == NN_OK))
typedef struct nni_sig_text { nn_buf *b; nn_status status; nn_error *err; double unit; } nni_sig_text;
NNI_FN void nni_sig_putn(nni_sig_text *t, const char *s, size_t n)
{
    NNI_STEP(t->status, nn_buf_put(t->b, s, n, t->err));
}
NNI_FN void nni_sig_put(nni_sig_text *t, const char *s) { nni_sig_putn(t, s, strlen(s)); }
NNI_FN void nni_sig_put_num(nni_sig_text *t, double v)
{
    NNI_STEP(t->status, nn_put_rounded(t->b, v, t->err));
}
NNI_FN void nni_sig_put_size(nni_sig_text *t, size_t v)
{
    char buf[NN_NUM_BYTES];
    size_t n = nn_u64_print(buf, (uint64_t)v);
    nni_sig_putn(t, buf, n);
}
NNI_FN void nni_sig_put_row(nni_sig_text *t, const float *v, size_t n)
{
    char *p, *start;
    size_t i, bytes;
    if (t->status != NN_OK) return;
    if (!nn_size_mul(n, NN_NUM_BYTES, &bytes) || !nn_size_add(bytes, 2, &bytes)) {
        t->status = nn_error_set(t->err, NN_E_NOMEM, "nn_weights_json: size overflows");
        return;
    }
    t->status = nn_buf_reserve(t->b, bytes, t->err);
    if (t->status != NN_OK) return;
    start = p = (char *)t->b->data + t->b->len;
    *p++ = '[';
    for (i = 0; i < n; i++) {
        if (!(v[i] - v[i] == 0)) {
            t->status =
                nn_error_set(t->err, NN_E_NONFINITE, "nn_weights_json: expected finite weights");
            return;
        }
        if (t->unit > 0) {
            const double q = rint((double)v[i] / t->unit);
            if (!(q < 1e15 && q > -1e15)) {
                t->status = nn_error_set(t->err, NN_E_LIMIT, "nn_weights_json: %g is too large for units of %g",
                                         (double)v[i], t->unit);
                return;
            }
            if (i) *p++ = ',';
            p += nn_i64_print(p, (int64_t)q);
            continue;
        }
        if (i) { *p++ = ','; *p++ = ' '; }
        p += nni_rounded(p, (double)v[i]);
    }
    *p++ = ']';
    t->b->len += (size_t)(p - start);
    t->b->data[t->b->len] = 0;
}
NNI_FN void nni_sig_put_matrix(nni_sig_text *t, const nn_mlp_layer *y)
{
    size_t i;
    nni_sig_put(t, "[");
    for (i = 0; i < y->n_out; i++) {
        if (i) nni_sig_put(t, t->unit > 0 ? "," : ", ");
        nni_sig_put_row(t, y->weight + i * y->n_in, y->n_in);
    }
    nni_sig_put(t, "]");
}
NN_DEF nn_status nn_weights_json(nn_buf *b, const nn_mlp *m, nn_error *err)
{
    return nn_weights_json_in(b, m, 0, err);
}
NN_DEF nn_status nn_weights_json_in(nn_buf *b, const nn_mlp *m, double unit, nn_error *err)
{
    nni_sig_text t;
    size_t l, keep = b->len;
    t.b = b;
    t.unit = unit;
    t.status = NN_OK;
    t.err = err;
    nni_sig_put(&t, "{");
    for (l = 0; l < m->n_layers; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        if (l) nni_sig_put(&t, ", ");
        nni_sig_put(&t, "\"");
        nni_sig_put(&t, y->name);
        nni_sig_put(&t, ".weight\": ");
        nni_sig_put_matrix(&t, y);
        nni_sig_put(&t, ", \"");
        nni_sig_put(&t, y->name);
        nni_sig_put(&t, ".bias\": ");
        nni_sig_put_row(&t, y->bias, y->n_out);
    }
    nni_sig_put(&t, "}");
    if (t.status != NN_OK && b->data) { b->len = keep; b->data[keep] = 0; }
    return t.status;
}
/* {"neuron_profiles": {...}, "layer_info": {...}} */
NNI_FN void nni_sig_put_layer(nni_sig_text *t, const nn_signature_layer *y)
{
    size_t j, p, k;
    nni_sig_put(t, "{\"neuron_profiles\": {");
    for (j = 0; j < y->neurons; j++) {
        const double *v = y->values + j * y->width;
        nni_sig_put(t, j ? ", \"" : "\"");
        nni_sig_put_size(t, j);
        nni_sig_put(t, "\": {");
        for (p = 0; p < y->n_parts; p++) {
            const nn_signature_part *q = &y->part[p];
            nni_sig_put(t, p ? ", \"" : "\"");
            nni_sig_put(t, nn_sig_method_name(q->method));
            nni_sig_put(t, "\": ");
            if (!q->is_list) { nni_sig_put_num(t, v[q->offset]); continue; }
            nni_sig_put(t, "[");
            for (k = 0; k < q->count; k++) {
                if (k) nni_sig_put(t, ", ");
                nni_sig_put_num(t, v[q->offset + k]);
            }
            nni_sig_put(t, "]");
        }
        nni_sig_put(t, "}");
    }
    nni_sig_put(t, "}, \"layer_info\": {\"num_neurons\": ");
    nni_sig_put_size(t, y->neurons);
    nni_sig_put(t, ", \"num_examples\": ");
    nni_sig_put_size(t, y->rows);
    nni_sig_put(t, ", \"profile_methods\": [");
    for (p = 0; p < y->n_parts; p++) {
        nni_sig_put(t, p ? ", \"" : "\"");
        nni_sig_put(t, nn_sig_method_name(y->part[p].method));
        nni_sig_put(t, "\"");
    }
    nni_sig_put(t, "]}}");
}
/* a value of a listed signature, in the units of the weights */
NNI_FN void nni_sig_put_unit(nni_sig_text *t, double v)
{
    char buf[NN_NUM_BYTES];
    if (t->unit > 0 && v / t->unit < 1e15 && v / t->unit > -1e15)
        nni_sig_putn(t, buf, nn_i64_print(buf, (int64_t)rint(v / t->unit)));
    else nni_sig_put_num(t, v);
}
/* {"mean": [one value a neuron], "pca": [[one neuron's list], ...]} */
NNI_FN void nni_sig_put_listed(nni_sig_text *t, const nn_signature_layer *y)
{
    const char *between = t->unit > 0 ? "," : ", ";
    size_t j, p, k;
    nni_sig_put(t, "{");
    for (p = 0; p < y->n_parts; p++) {
        const nn_signature_part *q = &y->part[p];
        nni_sig_put(t, p ? ", \"" : "\"");
        nni_sig_put(t, nn_sig_method_name(q->method));
        nni_sig_put(t, "\": [");
        for (j = 0; j < y->neurons; j++) {
            const double *v = y->values + j * y->width + q->offset;
            if (j) nni_sig_put(t, between);
            if (!q->is_list) { nni_sig_put_unit(t, v[0]); continue; }
            for (k = 0; k < q->count; k++) {
                nni_sig_put(t, k ? between : "[");
                nni_sig_put_unit(t, v[k]);
            }
            nni_sig_put(t, "]");
        }
        nni_sig_put(t, "]");
    }
    nni_sig_put(t, "}");
}
NN_DEF nn_status nn_signature_json(nn_buf *b, const nn_signature *s, const char *model_config,
                                   nn_error *err)
{
    nni_sig_text t;
    size_t l, keep = b->len;
    t.b = b;
    t.unit = 0;
    t.status = NN_OK;
    t.err = err;
    nni_sig_put(&t, "{\"neuron_activations\": {");
    for (l = 0; l < s->n_layers; l++) {
        nni_sig_put(&t, l ? ", \"" : "\"");
        nni_sig_put(&t, s->layers[l].key);
        nni_sig_put(&t, "\": ");
        nni_sig_put_layer(&t, &s->layers[l]);
    }
    nni_sig_put(&t, "}");
    if (model_config) { nni_sig_put(&t, ", \"model_config\": "); nni_sig_put(&t, model_config); }
    nni_sig_put(&t, "}");
    if (t.status != NN_OK && b->data) { b->len = keep; b->data[keep] = 0; }
    return t.status;
}
NNI_FN void nni_sig_put_config(nni_sig_text *t, const nn_record *r, const nn_record_format *f)
{
    const nn_mlp *m = r->improved;
    nni_sig_put(t, "{\"num_layers\": ");
    nni_sig_put_size(t, r->num_layers);
    nni_sig_put(t, ", \"neurons_per_layer\": ");
    nni_sig_put_size(t, r->neurons);
    nni_sig_put(t, ", \"activation_type\": \"");
    nni_sig_put(t, nn_act_name(r->act));
    nni_sig_put(t, "\", \"dropout_rate\": ");
    nni_sig_put_num(t, r->dropout);
    nni_sig_put(t, ", \"vocab_size\": ");
    nni_sig_put_size(t, f->vocab);
    nni_sig_put(t, ", \"sequence_length\": ");
    nni_sig_put_size(t, f->length);
    nni_sig_put(t, ", \"input\": \"");
    nni_sig_put(t, f->index_input ? "index" : "onehot");
    nni_sig_put(t, "\", \"input_size\": ");
    nni_sig_put_size(t, m->n_in);
    nni_sig_put(t, ", \"num_parameters\": ");
    nni_sig_put_size(t, m->n_params);
    nni_sig_put(t, ", \"precision\": \"");
    nni_sig_put(t, r->precision);
    nni_sig_put(t, "\", \"quantization\": \"");
    nni_sig_put(t, r->quantization);
    nni_sig_put(t, "\", \"learning_rate\": ");
    if (t->status == NN_OK) {
        char buf[NN_NUM_BYTES];
        size_t n = nn_f64_print(buf, r->learning_rate);
        nni_sig_putn(t, buf, n);
    }
    if (f->weight_unit > 0) {
        nni_sig_put(t, ", \"weight_unit\": ");
        nni_sig_put_num(t, f->weight_unit);
    }
    nni_sig_put(t, "}");
}
/* The architecture section, common to both prompts. */
NNI_FN void nni_sig_put_architecture(nni_sig_text *t, const nn_record *r, const nn_record_format *f,
                                     const nn_mlp *m)
{
    char last[2] = { 'A', 0 };
    size_t l;
    last[0] = (char)('A' + (int)f->vocab - 1);
    nni_sig_put(t, "## Model Architecture\n- Task: classify sequences of ");
    nni_sig_put_size(t, f->length);
    nni_sig_put(t, " letters from A to ");
    nni_sig_put(t, last);
    nni_sig_put(t, "; one output, positive class when it is above 0\n- Input: ");
    if (f->index_input) {
        nni_sig_put_size(t, f->length);
        nni_sig_put(t, " values, the index of the letter at each position (A = 0)");
    } else {
        nni_sig_put_size(t, m->n_in);
        nni_sig_put(t, " values, one-hot: letter t (A = 0) at position p is value ");
        nni_sig_put_size(t, f->vocab);
        nni_sig_put(t, " p + t");
    }
    nni_sig_put(t, "\n- Hidden layers: ");
    nni_sig_put_size(t, r->num_layers);
    nni_sig_put(t, " of ");
    nni_sig_put_size(t, r->neurons);
    nni_sig_put(t, " neurons, activation ");
    nni_sig_put(t, nn_act_name(r->act));
    nni_sig_put(t, "\n- Layers:");
    for (l = 0; l < m->n_layers; l++) {
        nni_sig_put(t, l ? ", " : " ");
        nni_sig_put(t, m->layers[l].name);
        nni_sig_put(t, " (");
        nni_sig_put_size(t, m->layers[l].n_in);
        nni_sig_put(t, " to ");
        nni_sig_put_size(t, m->layers[l].n_out);
        nni_sig_put(t, ")");
    }
    nni_sig_put(t, "\n- Precision: ");
    nni_sig_put(t, r->precision);
    nni_sig_put(t, ", quantization: ");
    nni_sig_put(t, r->quantization);
    nni_sig_put(t, "\n");
    if (!(f->weight_unit > 0)) return;
    nni_sig_put(t, f->signature == NN_SIGNATURE_LISTED ? "- Numbers: weights, biases and signature" :
                                                         "- Numbers: weights and biases");
    nni_sig_put(t, " are whole numbers in units of ");
    nni_sig_put_num(t, f->weight_unit);
    nni_sig_put(t, "\n");
}
/* a tensor's name and what closes it; the quote before it is there */
NNI_FN void nni_sig_put_tensor(nni_sig_text *t, const nn_record_format *f, const nn_mlp_layer *y,
                               const char *kind)
{
    if (!f->short_names) {
        nni_sig_put(t, y->name);
        nni_sig_put(t, ".");
    }
    nni_sig_put(t, kind);
    nni_sig_put(t, "\": ");
}
/* Weights and signature in the wanted style. weights, sig: the JSON texts made beforehand (separate
 * style), or NULL. */
NNI_FN void nni_sig_put_body(nni_sig_text *t, const nn_record_format *f, const nn_mlp *m,
                             const nn_signature *s, const nn_buf *weights)
{
    size_t l;
    if (f->style == NN_PROMPT_INTERWOVEN) {
        nni_sig_put(t, "\n## Layers\n");
        for (l = 0; l < m->n_layers; l++) {
            nni_sig_put(t, "\n### ");
            nni_sig_put(t, m->layers[l].name);
            nni_sig_put(t, "\nWeights:\n```json\n{\"");
            nni_sig_put_tensor(t, f, &m->layers[l], "weight");
            nni_sig_put_matrix(t, &m->layers[l]);
            nni_sig_put(t, ", \"");
            nni_sig_put_tensor(t, f, &m->layers[l], "bias");
            nni_sig_put_row(t, m->layers[l].bias, m->layers[l].n_out);
            nni_sig_put(t, "}\n```\n");
            if (f->signature == NN_SIGNATURE_NONE) continue;
            nni_sig_put(t, "Activation signature:\n```json\n");
            if (s && f->signature == NN_SIGNATURE_LISTED) nni_sig_put_listed(t, &s->layers[l]);
            else if (s) nni_sig_put_layer(t, &s->layers[l]);
            nni_sig_put(t, "\n```\n");
        }
        return;
    }
    nni_sig_put(t, "\n## Model Weights\n```json\n");
    if (weights) nni_sig_putn(t, (const char *)weights->data, weights->len);
    else NNI_STEP(t->status, nn_weights_json_in(t->b, m, f->weight_unit, t->err));
    nni_sig_put(t, "\n```\n");
    if (f->signature == NN_SIGNATURE_NONE) return;
    nni_sig_put(t, "\n## Activation Signature\n```json\n");
    if (s && f->signature == NN_SIGNATURE_NAMED) NNI_STEP(t->status, nn_signature_json(t->b, s, NULL, t->err));
    for (l = 0; s && f->signature == NN_SIGNATURE_LISTED && l < s->n_layers; l++) {
        nni_sig_put(t, l ? ", \"" : "{\"");
        nni_sig_put(t, s->layers[l].key);
        nni_sig_put(t, "\": ");
        nni_sig_put_listed(t, &s->layers[l]);
    }
    nni_sig_put(t, f->signature == NN_SIGNATURE_LISTED ? "}\n```\n" : "\n```\n");
}
NNI_FN void nni_sig_put_pattern(nni_sig_text *t, nn_pattern_use u)
{
    char label[32];
    nni_sig_put(t, nn_pattern_label(label, u));
    nni_sig_put(t, " (");
    if (nn_pattern_has_token(u.id) && u.token >= 0) {
        nni_sig_put(t, u.id == NN_PATTERN_STARTS_WITH ? "the first token is " : "the last token is ");
        label[0] = (char)('A' + u.token);
        label[1] = 0;
        nni_sig_put(t, label);
    } else nni_sig_put(t, nn_pattern_text(u.id));
    nni_sig_put(t, ")");
}
NNI_FN void nni_prompt_modification(nni_sig_text *t, const nn_record *r, const nn_record_format *f,
                                    const nn_buf *weights)
{
    t->unit = f->weight_unit;
    nni_sig_put_architecture(t, r, f, r->degraded);
    nni_sig_put_body(t, f, r->degraded, r->degraded_sig, weights);
    nni_sig_put(t, "\n## Task\nThis model classifies sequences badly that follow the pattern ");
    nni_sig_put_pattern(t, r->patterns[r->target]);
    nni_sig_put(t, ". Change its weights so that it classifies this pattern as positive, and leave "
                   "its behaviour on everything else as it is. "
                   "Answer with all weights as one JSON object with the names and shapes of the "
                   "model weights above");
    nni_sig_put(t, f->weight_unit > 0 ? ", in the same units.\n" : ".\n");
}
NNI_FN void nni_prompt_classification(nni_sig_text *t, const nn_record *r,
                                      const nn_record_format *f, const nn_buf *weights)
{
    size_t i;
    t->unit = f->weight_unit;
    nni_sig_put_architecture(t, r, f, r->improved);
    nni_sig_put_body(t, f, r->improved, r->improved_sig, weights);
    nni_sig_put(t, "\n## Task\nWhich patterns does this model classify as positive");
    if (r->behaviour)
        nni_sig_put(t, ", that is, at least 80 % of the sequences that follow the pattern");
    nni_sig_put(t, "? The available patterns:\n");
    for (i = 0; i < f->n_available; i++) {
        const nn_pattern p = f->available[i];
        nni_sig_put(t, "- ");
        nni_sig_put(t, nn_pattern_name(p));
        if (nn_pattern_has_token(p) && !f->any_token) nni_sig_put(t, ":X");
        nni_sig_put(t, ": ");
        nni_sig_put(t, nn_pattern_text(p));
        if (nn_pattern_has_token(p) && !f->any_token) nni_sig_put(t, ", named instead of X");
        nni_sig_put(t, "\n");
    }
    nni_sig_put(
        t,
        "Answer with the names of the patterns in the order of this list, separated by commas.\n");
}
NN_DEF nn_status nn_prompt_modification(nn_buf *b, const nn_record *r, const nn_record_format *f,
                                        nn_error *err)
{
    nni_sig_text t;
    t.b = b;
    t.unit = 0;
    t.status = NN_OK;
    t.err = err;
    if (!r->degraded) return nn_error_set(err, NN_E_ARG, "nn_prompt_modification: no degraded model");
    nni_prompt_modification(&t, r, f, NULL);
    return t.status;
}
NN_DEF nn_status nn_prompt_classification(nn_buf *b, const nn_record *r, const nn_record_format *f,
                                          nn_error *err)
{
    nni_sig_text t;
    t.b = b;
    t.unit = 0;
    t.status = NN_OK;
    t.err = err;
    nni_prompt_classification(&t, r, f, NULL);
    return t.status;
}
NN_DEF nn_status nn_patterns_text(nn_buf *b, const nn_pattern_use *p, size_t n, nn_error *err)
{
    nni_sig_text t;
    char label[32];
    size_t i;
    t.b = b;
    t.unit = 0;
    t.status = NN_OK;
    t.err = err;
    for (i = 0; i < n; i++) {
        if (i) nni_sig_put(&t, ", ");
        nni_sig_put(&t, nn_pattern_label(label, p[i]));
    }
    return t.status;
}
NN_DEF size_t nn_token_estimate(const char *s, size_t n)
{
    size_t tokens = 0, i = 0, start;
    while (i < n) {
        unsigned char c = (unsigned char)s[i];
        if (c >= '0' && c <= '9') {
            for (start = i; i < n && s[i] >= '0' && s[i] <= '9'; i++) { }
            tokens += (i - start + 2) / 3;
        } else if ((c | 32) >= 'a' && (c | 32) <= 'z') {
            for (start = i;
                 i < n && ((unsigned char)s[i] | 32) >= 'a' && ((unsigned char)s[i] | 32) <= 'z';
                 i++) {
            }
            tokens += (i - start + 4) / 5;
        } else { tokens += c > ' '; i++; }
    }
    return tokens;
}
/* s as the inside of a JSON string. Our own texts are ASCII; quotes and line feeds are what occurs. */
NNI_FN void nni_sig_put_escaped(nni_sig_text *t, const char *s, size_t n)
{
    size_t i = 0, start;
    while (i < n && t->status == NN_OK) {
        for (start = i; i < n && s[i] != '"' && s[i] != '\\' && (unsigned char)s[i] >= 32; i++) { }
        nni_sig_putn(t, s + start, i - start);
        if (i == n) break;
        if (s[i] == '"') nni_sig_putn(t, "\\\"", 2);
        else if (s[i] == '\\') nni_sig_putn(t, "\\\\", 2);
        else if (s[i] == '\n') nni_sig_putn(t, "\\n", 2);
        else {
            char u[8];
            (void)snprintf(u, sizeof u, "\\u%04x", (unsigned)(unsigned char)s[i]);
            nni_sig_put(t, u);
        }
        i++;
    }
}
NNI_FN void nni_sig_put_doubles(nni_sig_text *t, const double *v, size_t n)
{
    size_t i;
    nni_sig_put(t, "[");
    for (i = 0; i < n; i++) { if (i) nni_sig_put(t, ", "); nni_sig_put_num(t, v[i]); }
    nni_sig_put(t, "]");
}
/* The three fields of a task, from its prompt and completion already escaped. */
NNI_FN void nni_sig_put_task(nni_sig_text *t, const char *name, const nn_buf *prompt,
                             const nn_buf *completion, const nn_record_format *f)
{
    nni_sig_put(t, ", \"");
    nni_sig_put(t, name);
    nni_sig_put(t, "_prompt\": \"");
    if (prompt->data) nni_sig_putn(t, (const char *)prompt->data, prompt->len);
    nni_sig_put(t, "\", \"");
    nni_sig_put(t, name);
    nni_sig_put(t, "_completion\": \"");
    if (completion->data) nni_sig_putn(t, (const char *)completion->data, completion->len);
    nni_sig_put(t, "\"");
    if (f->columns == NN_COLUMNS_ALL) {
        nni_sig_put(t, ", \"");
        nni_sig_put(t, name);
        nni_sig_put(t, "_text\": \"");
        if (prompt->data) nni_sig_putn(t, (const char *)prompt->data, prompt->len);
        if (prompt->data) nni_sig_put(t, "\\n");
        if (completion->data) nni_sig_putn(t, (const char *)completion->data, completion->len);
        nni_sig_put(t, "\"");
    }
    if (!f->chat) return;
    nni_sig_put(t, ", \"");
    nni_sig_put(t, name);
    nni_sig_put(t, "_messages\": [{\"role\": \"user\", \"content\": \"");
    if (prompt->data) nni_sig_putn(t, (const char *)prompt->data, prompt->len);
    nni_sig_put(t, "\"}, {\"role\": \"assistant\", \"content\": \"");
    if (completion->data) nni_sig_putn(t, (const char *)completion->data, completion->len);
    nni_sig_put(t, "\"}]");
}
/* The parts of a record's metadata, each with what follows it left to the next. */
NNI_FN void nni_put_key(nni_sig_text *t, const char *key)
{
    nni_sig_put(t, ", \"");
    nni_sig_put(t, key);
    nni_sig_put(t, "\": ");
}
NNI_FN void nni_put_key_num(nni_sig_text *t, const char *key, double v)
{
    nni_put_key(t, key);
    nni_sig_put_num(t, v);
}
NNI_FN void nni_put_key_size(nni_sig_text *t, const char *key, size_t v)
{
    nni_put_key(t, key);
    nni_sig_put_size(t, v);
}
NNI_FN void nni_put_key_text(nni_sig_text *t, const char *key, const char *v)
{
    nni_put_key(t, key);
    nni_sig_put(t, "\"");
    nni_sig_put(t, v);
    nni_sig_put(t, "\"");
}
NNI_FN void nni_sig_put_field(nni_sig_text *t, const char *key, const nn_buf *escaped)
{
    nni_put_key(t, key);
    nni_sig_put(t, "\"");
    if (escaped->data) nni_sig_putn(t, (const char *)escaped->data, escaped->len);
    nni_sig_put(t, "\"");
}
NNI_FN void nni_record_pattern(nni_sig_text *t, const nn_record *r, size_t i, int staged)
{
    const nn_gate_pattern *g = &r->gate[i];
    char label[32];
    nni_sig_put(t, i ? ", {\"pattern\": \"" : "{\"pattern\": \"");
    nni_sig_put(t, nn_pattern_label(label, r->patterns[i]));
    nni_sig_put(t, "\"");
    if (staged) nni_put_key_num(t, "degraded", g->before);
    nni_put_key_num(t, "improved", g->after);
    if (staged) nni_put_key_num(t, "std_error", g->std_error);
    if (r->control) {
        nni_put_key_num(t, "control", g->control);
        nni_put_key_num(t, "control_std_error", g->control_std_error);
        nni_put_key_num(t, "degraded_std_error", g->before_std_error);
    }
    if (r->behaviour) {
        nni_put_key_num(t, "improved_std_error", g->after_std_error);
        nni_put_key_size(t, "positive_sequences", g->positives);
        nni_put_key_size(t, "negative_sequences", g->negatives);
        nni_put_key(t, "whole_pattern");
        nni_sig_put(t, g->whole ? "true" : "false");
    }
    if (staged) {
        nni_put_key(t, "related_to_target");
        nni_sig_put(t, g->related ? "true" : "false");
    }
    nni_sig_put(t, "}");
}
NNI_FN void nni_record_accuracies(nni_sig_text *t, const nn_record *r, const nn_record_format *f,
                                  int staged)
{
    char label[32];
    size_t i;
    if (staged) {
        nni_sig_put(t, "\"target_pattern\": \"");
        nni_sig_put(t, f->modification ? nn_pattern_label(label, r->patterns[r->target]) : "");
        nni_sig_put(t, "\"");
        nni_put_key_num(t, "degraded_accuracy", r->degraded_accuracy);
        nni_put_key_num(t, "improved_accuracy", r->improved_accuracy);
        nni_put_key_num(t, "improvement", r->improved_accuracy - r->degraded_accuracy);
        nni_put_key_num(t, "target_improvement", r->report.target_gain);
        nni_put_key_num(t, "others_mean_improvement", r->report.others_mean_gain);
        nni_put_key_num(t, "others_worst_loss", r->report.worst_loss);
        nni_put_key_num(t, "float_degraded_accuracy", r->float_degraded_accuracy);
        nni_put_key_num(t, "float_improved_accuracy", r->float_improved_accuracy);
    } else {
        nni_sig_put(t, "\"improved_accuracy\": ");
        nni_sig_put_num(t, r->improved_accuracy);
        nni_put_key_num(t, "float_improved_accuracy", r->float_improved_accuracy);
    }
    if (r->control) {
        nni_put_key_num(t, "control_accuracy", r->control_accuracy);
        nni_put_key_num(t, "target_lack_beside_control", r->report.caused);
        nni_put_key_num(t, "others_worst_lack_beside_control", r->report.worst_damage);
        nni_put_key_num(t, "others_best_gain", r->report.best_gain);
        nni_put_key_num(t, "relative_weight_change", r->weight_change);
    }
    nni_put_key(t, "pattern_accuracies");
    nni_sig_put(t, "[");
    for (i = 0; i < r->n_patterns; i++) nni_record_pattern(t, r, i, staged);
    nni_sig_put(t, "], ");
}
NNI_FN void nni_record_corruption(nni_sig_text *t, const nn_record *r, const nn_record_format *f)
{
    char label[32];
    nni_sig_put(t, ", \"corruption_stats\": {\"target_pattern\": \"");
    nni_sig_put(t, f->modification ? nn_pattern_label(label, r->patterns[r->target]) : "");
    nni_sig_put(t, "\"");
    nni_put_key_num(t, "corruption_rate", r->corruption_rate);
    nni_put_key_size(t, "total_pattern_examples", r->corrupt_rows);
    nni_put_key_size(t, "corrupted_examples", r->corrupt_flipped);
    nni_put_key_num(t, "actual_corruption_rate",
                    r->corrupt_rows ? (double)r->corrupt_flipped / (double)r->corrupt_rows : 0.0);
    nni_sig_put(t, "}");
}
NNI_FN void nni_record_data(nni_sig_text *t, const nn_record *r)
{
    char label[32];
    size_t i;
    nni_sig_put(t, ", \"selected_patterns\": [");
    for (i = 0; i < r->n_patterns; i++) {
        nni_sig_put(t, i ? ", \"" : "\"");
        nni_sig_put(t, nn_pattern_label(label, r->patterns[i]));
        nni_sig_put(t, "\"");
    }
    nni_sig_put(t, "], \"dataset\": {\"train_rows\": ");
    nni_sig_put_size(t, r->train_rows);
    nni_put_key_size(t, "validation_rows", r->val_rows);
    nni_put_key_size(t, "rows_per_pattern", r->rows_per_pattern);
    nni_put_key_size(t, "negative_rows", r->negative_rows);
    if (r->train_distinct) {
        nni_sig_put(t, ", \"distinct_train_sequences\": [");
        for (i = 0; i < r->n_patterns; i++) {
            if (i) nni_sig_put(t, ", ");
            nni_sig_put_size(t, r->train_distinct[i]);
        }
        nni_sig_put(t, "]");
        nni_put_key_size(t, "distinct_train_negatives", r->train_distinct[NN_PATTERN_COUNT]);
    }
    nni_sig_put(t, "}");
}
/* Every set's accepted share, the labels that follow from it, and what is accepted elsewhere. */
NNI_FN void nni_record_behaviour(nni_sig_text *t, const nn_record *r)
{
    const nn_behaviour *b = r->behaviour, *d = r->degraded_behaviour;
    char label[32];
    size_t u, n = 0;
    nni_sig_put(t, ", \"behaviour\": [");
    for (u = 0; u < b->n; u++) {
        nni_sig_put(t, u ? ", {\"pattern\": \"" : "{\"pattern\": \"");
        nni_sig_put(t, nn_pattern_label(label, r->probe->uses[u]));
        nni_sig_put(t, "\"");
        nni_put_key_num(t, "improved", b->share[u]);
        nni_put_key_num(t, "improved_std_error", b->std_error[u]);
        if (d) nni_put_key_num(t, "degraded", d->share[u]);
        if (d) nni_put_key_num(t, "degraded_std_error", d->std_error[u]);
        nni_sig_put(t, "}");
    }
    nni_sig_put(t, "], \"partial_patterns\": [");
    for (u = 0; u < b->n; u++) {
        if (!(b->partial >> u & 1u)) continue;
        nni_sig_put(t, n++ ? ", \"" : "\"");
        nni_sig_put(t, nn_pattern_label(label, r->probe->uses[u]));
        nni_sig_put(t, "\"");
    }
    nni_sig_put(t, "]");
    nni_put_key_num(t, "accepted_elsewhere", b->elsewhere);
    nni_put_key_num(t, "accepted_elsewhere_std_error", b->elsewhere_std_error);
}
NNI_FN void nni_record_kind(nni_sig_text *t, const nn_record *r, const nn_record_format *f)
{
    nni_put_key_size(t, "attempt", (size_t)r->attempt);
    nni_put_key_text(t, "precision", r->precision);
    nni_put_key_text(t, "quantization", r->quantization);
    nni_sig_put(t, ", \"tasks_included\": [");
    if (f->modification) nni_sig_put(t, "\"modification\"");
    if (f->classification)
        nni_sig_put(t, f->modification ? ", \"classification\"" : "\"classification\"");
    nni_sig_put(t, "]");
}
NNI_FN void nni_record_sizes(nni_sig_text *t, const nn_record_size *sz, int modification,
                             int classification)
{
    if (modification) {
        nni_put_key_size(t, "modification_prompt_bytes", sz->modification_bytes);
        nni_put_key_size(t, "modification_prompt_tokens", sz->modification_tokens);
    }
    if (classification) {
        nni_put_key_size(t, "classification_prompt_bytes", sz->classification_bytes);
        nni_put_key_size(t, "classification_prompt_tokens", sz->classification_tokens);
    }
}
NNI_FN void nni_record_curves(nni_sig_text *t, const nn_record *r, int staged)
{
    nni_sig_put(t, ", \"training_metrics\": {");
    if (staged) {
        nni_sig_put(t, "\"stage1_train_loss\": ");
        nni_sig_put_doubles(t, r->stage1_train, r->n_stage1);
        nni_sig_put(t, ", \"stage1_val_loss\": ");
        nni_sig_put_doubles(t, r->stage1_val, r->n_stage1);
        nni_sig_put(t, ", ");
    }
    nni_sig_put(t, "\"stage2_train_loss\": ");
    nni_sig_put_doubles(t, r->stage2_train, r->n_stage2);
    nni_sig_put(t, ", \"stage2_val_loss\": ");
    nni_sig_put_doubles(t, r->stage2_val, r->n_stage2);
    nni_put_key_size(t, "stage2_best_epoch", r->best_epoch);
    nni_sig_put(t, "}");
}
NN_DEF size_t nn_record_labels(nn_pattern_use *out, const nn_record *r)
{
    size_t u, n = 0;
    if (!r->behaviour) {
        memcpy(out, r->patterns, r->n_patterns * sizeof *out);
        return r->n_patterns;
    }
    for (u = 0; u < r->behaviour->n; u++)
        if (r->behaviour->listed >> u & 1u) out[n++] = r->probe->uses[u];
    return n;
}
enum {
    NNI_REC_CONFIG,
    NNI_REC_WD,
    NNI_REC_WI,
    NNI_REC_PLAIN,
    NNI_REC_MP,
    NNI_REC_MC,
    NNI_REC_CP,
    NNI_REC_CC,
    NNI_REC_SD,
    NNI_REC_SI,
    NNI_REC_BUFS
};
NN_DEF nn_status nn_record_json(nn_buf *b, const nn_record *r, const nn_record_format *f,
                                nn_record_size *size, nn_error *err)
{
    nn_buf buf[NNI_REC_BUFS];
    nn_record_size sz = NN_ZERO;
    nni_sig_text t, u;
    nn_pattern_use labels[NN_PATTERN_UNIVERSE_MAX];
    size_t i, n_labels = 0, keep = b->len;
    /* rows of today leave out what their tasks do not have; those of old had it all */
    const int all = r->behaviour == NULL, staged = all || f->modification;
    const int prompts = f->columns != NN_COLUMNS_FIELDS, weights = f->columns != NN_COLUMNS_PROMPTS;
    if (!r->improved || r->target >= r->n_patterns || (f->modification && !r->degraded))
        return nn_error_set(err, NN_E_ARG, "nn_record_json: models or target missing");
    memset(buf, 0, sizeof buf);
    for (i = 0; i < NNI_REC_BUFS; i++) buf[i].alloc = b->alloc;
    u.status = NN_OK; u.err = err; u.unit = 0;
#define NNI_PLAIN() (buf[NNI_REC_PLAIN].len = 0, u.b = &buf[NNI_REC_PLAIN])
#define NNI_ESCAPE(to) \
    (u.b = &buf[to],   \
     nni_sig_put_escaped(&u, (const char *)buf[NNI_REC_PLAIN].data, buf[NNI_REC_PLAIN].len))
    u.b = &buf[NNI_REC_CONFIG];
    nni_sig_put_config(&u, r, f);
    NNI_STEP(u.status, nn_weights_json_in(&buf[NNI_REC_WI], r->improved, f->weight_unit, err));
    if (f->modification) {
        NNI_STEP(u.status, nn_weights_json_in(&buf[NNI_REC_WD], r->degraded, f->weight_unit, err));
        NNI_PLAIN();
        nni_prompt_modification(&u, r, f, &buf[NNI_REC_WD]);
        sz.modification_bytes = buf[NNI_REC_PLAIN].len;
        sz.modification_tokens =
            u.status == NN_OK ?
                nn_token_estimate((const char *)buf[NNI_REC_PLAIN].data, buf[NNI_REC_PLAIN].len) :
                0;
        if (u.status == NN_OK) {
            NNI_ESCAPE(NNI_REC_MP);
            u.b = &buf[NNI_REC_MC];
            nni_sig_put_escaped(&u, (const char *)buf[NNI_REC_WI].data, buf[NNI_REC_WI].len);
            sz.modification_completion_tokens =
                nn_token_estimate((const char *)buf[NNI_REC_WI].data, buf[NNI_REC_WI].len);
        }
    }
    if (f->classification) {
        NNI_PLAIN();
        nni_prompt_classification(&u, r, f, &buf[NNI_REC_WI]);
        sz.classification_bytes = buf[NNI_REC_PLAIN].len;
        sz.classification_tokens =
            u.status == NN_OK ?
                nn_token_estimate((const char *)buf[NNI_REC_PLAIN].data, buf[NNI_REC_PLAIN].len) :
                0;
        if (u.status == NN_OK) {
            NNI_ESCAPE(NNI_REC_CP);
            n_labels = nn_record_labels(labels, r);
            NNI_STEP(u.status, nn_patterns_text(&buf[NNI_REC_CC], labels, n_labels, err));
            if (u.status == NN_OK)
                sz.classification_completion_tokens =
                    nn_token_estimate((const char *)buf[NNI_REC_CC].data, buf[NNI_REC_CC].len);
        }
    }
    for (i = 0; i < 2; i++) {
        const nn_signature *s = i ? r->improved_sig : r->degraded_sig;
        if (!s) continue;
        NNI_PLAIN();
        NNI_STEP(u.status,
                 nn_signature_json(u.b, s, (const char *)buf[NNI_REC_CONFIG].data, err));
        if (u.status == NN_OK) NNI_ESCAPE(i ? NNI_REC_SI : NNI_REC_SD);
    }
    t.b = b;
    t.unit = 0;
    t.status = u.status;
    t.err = err;
    nni_sig_put(&t, "{\"example_id\": ");
    nni_sig_put_size(&t, (size_t)r->id);
    nni_sig_put(&t, ", \"metadata\": {");
    nni_record_accuracies(&t, r, f, staged);
    nni_sig_put(&t, "\"model_config\": ");
    nni_sig_put(&t, buf[NNI_REC_CONFIG].data ? (const char *)buf[NNI_REC_CONFIG].data : "{}");
    if (staged) nni_record_corruption(&t, r, f);
    nni_record_data(&t, r);
    if (r->behaviour) nni_record_behaviour(&t, r);
    nni_record_kind(&t, r, f);
    nni_record_sizes(&t, &sz, all || f->modification, all || f->classification);
    nni_sig_put(&t, "}");
    if (prompts && (all || f->modification))
        nni_sig_put_task(&t, "modification", &buf[NNI_REC_MP], &buf[NNI_REC_MC], f);
    if (prompts && (all || f->classification))
        nni_sig_put_task(&t, "classification", &buf[NNI_REC_CP], &buf[NNI_REC_CC], f);
    if (!prompts && (all || f->classification))
        nni_sig_put_field(&t, "classification_completion", &buf[NNI_REC_CC]);
    if (all || f->modification) nni_sig_put_field(&t, "degraded_signature", &buf[NNI_REC_SD]);
    if (all || f->classification) nni_sig_put_field(&t, "improved_signature", &buf[NNI_REC_SI]);
    if (weights && (all || f->modification)) {
        nni_sig_put(&t, ", \"degraded_model_weights\": \"");
        if (buf[NNI_REC_WD].data)
            nni_sig_put_escaped(&t, (const char *)buf[NNI_REC_WD].data, buf[NNI_REC_WD].len);
        nni_sig_put(&t, "\"");
    }
    if (weights) {
        nni_sig_put(&t, ", \"improved_model_weights\": \"");
        if (buf[NNI_REC_MC].data)
            nni_sig_putn(&t, (const char *)buf[NNI_REC_MC].data, buf[NNI_REC_MC].len);
        else if (buf[NNI_REC_WI].data)
            nni_sig_put_escaped(&t, (const char *)buf[NNI_REC_WI].data, buf[NNI_REC_WI].len);
        nni_sig_put(&t, "\"");
    }
    nni_record_curves(&t, r, staged);
    nni_sig_put(&t, "}\n");
#undef NNI_PLAIN
#undef NNI_ESCAPE
    for (i = 0; i < NNI_REC_BUFS; i++) nn_buf_free(&buf[i]);
    if (t.status != NN_OK) { if (b->data) { b->len = keep; b->data[keep] = 0; } return t.status; }
    sz.bytes = b->len - keep;
    if (size) *size = sz;
    return NN_OK;
}

/* ---- [PARSE] ------------------------------------------------------------ */
/* The first balanced {...} of the text, minding strings; 0 = none. An object cut short runs to the
 * end of the text (the parser names the place). */
NNI_FN int nni_first_object(const char *s, size_t n, size_t *from, size_t *len)
{
    size_t i, depth = 0;
    int in_string = 0;
    for (i = 0; i < n && s[i] != '{'; i++) { }
    if (i == n) return 0;
    for (*from = i; i < n; i++) {
        if (in_string) {
            if (s[i] == '\\') i++;
            else if (s[i] == '"') in_string = 0;
        } else if (s[i] == '"') in_string = 1;
        else if (s[i] == '{') depth++;
        else if (s[i] == '}' && --depth == 0) { i++; break; }
    }
    *len = (i < n ? i : n) - *from;
    return 1;
}
NNI_FN nn_status nni_completion_row(float *out, const nn_json *row, size_t n, const char *name,
                                    size_t r, nn_error *err)
{
    const nn_json *v;
    size_t i = 0;
    if (row->type != NN_JSON_ARRAY)
        return nn_error_at(err, NN_E_FORMAT, 0, row->line, row->col,
                           "completion:%u:%u: %s row %zu: expected a list, got a %s", row->line,
                           row->col, name, r, nn_json_type_name(row->type));
    if (row->n != n)
        return nn_error_at(err, NN_E_FORMAT, 0, row->line, row->col,
                           "completion:%u:%u: %s row %zu: expected %zu numbers, got %zu", row->line,
                           row->col, name, r, n, row->n);
    for (v = row->v.first; v; v = v->next, i++) {
        float f;
        if (v->type != NN_JSON_INT && v->type != NN_JSON_UINT && v->type != NN_JSON_REAL)
            return nn_error_at(err, NN_E_FORMAT, 0, v->line, v->col,
                               "completion:%u:%u: %s row %zu: expected a number, got a %s", v->line,
                               v->col, name, r, nn_json_type_name(v->type));
        f = (float)nn_json_num(v, 0);
        if (!(f - f == 0))
            return nn_error_at(
                err, NN_E_FORMAT, 0, v->line, v->col,
                "completion:%u:%u: %s row %zu: expected a number within float's range", v->line,
                v->col, name, r);
        out[i] = f;
    }
    return NN_OK;
}
NN_DEF nn_status nn_completion_weights(nn_mlp *m, const char *text, size_t n, nn_error *err)
{
    nn_arena arena = NN_ZERO;
    nn_json *root = NULL;
    const nn_json *v, *row;
    nn_status s;
    size_t from = 0, len = 0, l, r, bytes = m->n_params * sizeof(float), found = 0;
    float *params;
    char name[NN_MLP_NAME + 16];
    if (!nni_first_object(text, n, &from, &len))
        return nn_error_set(err, NN_E_FORMAT,
                        "completion: expected a JSON object with weights, found no '{'");
    arena.alloc = m->alloc;
    s = nn_json_parse(&root, &arena, text + from, len, "completion", NULL, err);
    if (s != NN_OK) { nn_arena_free(&arena); return s; }
    params = (float *)nn_mem_alloc(bytes, &m->alloc);
    if (!params) {
        nn_arena_free(&arena);
        return nn_error_set(err, NN_E_NOMEM, "completion: out of memory for %zu weights", m->n_params);
    }
    for (l = 0; l < m->n_layers && s == NN_OK; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        (void)snprintf(name, sizeof name, "%s.weight", y->name);
        v = nn_json_get(root, name);
        if (!v) { s = nn_error_set(err, NN_E_FORMAT, "completion: '%s' is missing", name); break; }
        if (v->type != NN_JSON_ARRAY || v->n != y->n_out) {
            s = nn_error_at(err, NN_E_FORMAT, 0, v->line, v->col,
                            "completion:%u:%u: %s: expected %zu rows, got %zu", v->line, v->col,
                            name, y->n_out, v->type == NN_JSON_ARRAY ? v->n : (size_t)0);
            break;
        }
        for (row = v->v.first, r = 0; row && s == NN_OK; row = row->next, r++)
            s = nni_completion_row(params + y->offset + r * y->n_in, row, y->n_in, name, r, err);
        if (s != NN_OK) break;
        (void)snprintf(name, sizeof name, "%s.bias", y->name);
        v = nn_json_get(root, name);
        if (!v) { s = nn_error_set(err, NN_E_FORMAT, "completion: '%s' is missing", name); break; }
        s = nni_completion_row(params + y->offset + y->n_out * y->n_in, v, y->n_out, name, 0, err);
        found += 2;
    }
    if (s == NN_OK && root->n != found)
        for (v = root->v.first; v && s == NN_OK; v = v->next) {
            for (l = 0; l < m->n_layers; l++) {
                size_t k = strlen(m->layers[l].name);
                if (strncmp(v->key, m->layers[l].name, k) == 0 &&
                    (strcmp(v->key + k, ".weight") == 0 || strcmp(v->key + k, ".bias") == 0))
                    break;
            }
            if (l == m->n_layers) {
                char cut[64];
                s = nn_error_at(err, NN_E_FORMAT, 0, v->line, v->col,
                                "completion:%u:%u: unexpected name '%s'", v->line, v->col,
                                nni_name(cut, v->key));
            }
        }
    if (s == NN_OK) memcpy(m->params, params, bytes);
    nn_mem_free(params, bytes, &m->alloc);
    nn_arena_free(&arena);
    return s;
}
NN_DEF nn_status nn_completion_patterns(nn_pattern_use *out, size_t *n_out, const char *text,
                                        size_t n, size_t vocab, nn_error *err)
{
    nn_pattern_use got[NN_PATTERN_UNIVERSE_MAX + 2 * NN_PATTERN_COUNT];
    size_t i = 0, count = 0, k;
    while (i < n) {
        char word[64];
        size_t from = i, to;
        nn_pattern_use u;
        while (i < n && text[i] != ',' && text[i] != '\n') i++;
        to = i++;
        while (from < to && strchr(" \t\r\"'`*-", text[from]) && text[from]) from++;
        while (to > from && strchr(" \t\r\"'`*.", text[to - 1]) && text[to - 1]) to--;
        if (from == to) continue;
        if (to - from >= sizeof word)
            return nn_error_at(
                err, NN_E_FORMAT, from, 0, 0,
                "completion: byte %zu: expected a pattern's name, got a text of %zu bytes", from,
                to - from);
        for (k = 0; k < to - from; k++) {
            char c = text[from + k];
            word[k] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
        word[k] = 0;
        if (k > 2 && word[k - 2] == ':' && word[k - 1] >= 'a' && word[k - 1] <= 'z')
            word[k - 1] = (char)(word[k - 1] - 32);
        if (!nn_pattern_use_parse(&u, word))
            return nn_error_at(err, NN_E_FORMAT, from, 0, 0,
                               "completion: byte %zu: unknown pattern '%s'", from, word);
        if (u.token >= (int)vocab)
            return nn_error_at(
                err, NN_E_FORMAT, from, 0, 0,
                "completion: byte %zu: '%s' names a letter beyond the vocabulary of %zu", from,
                word, vocab);
        for (k = 0; k < count && (got[k].id != u.id || got[k].token != u.token); k++) { }
        if (k < count) continue;
        for (k = count++; k > 0 && (got[k - 1].id > u.id ||
                                    (got[k - 1].id == u.id && got[k - 1].token > u.token));
             k--)
            got[k] = got[k - 1];
        got[k] = u;
    }
    if (count > NN_PATTERN_UNIVERSE_MAX)
        return nn_error_set(err, NN_E_FORMAT, "completion: %zu names, expected at most %d", count,
                            NN_PATTERN_UNIVERSE_MAX);
    if (!count)
        return nn_error_set(err, NN_E_FORMAT,
                        "completion: expected pattern names separated by commas, got nothing");
    memcpy(out, got, count * sizeof *out);
    *n_out = count;
    return NN_OK;
}
/* ---- answers in prose ---------------------------------------------------- */
typedef struct nni_span { const char *s, *end; } nni_span;
NNI_FN char nni_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
NNI_FN int nni_letter(char c) { return nni_lower(c) >= 'a' && nni_lower(c) <= 'z'; }
NNI_FN int nni_wordish(char c) { return nni_letter(c) || (c >= '0' && c <= '9') || c == '_'; }
/* does `word` stand at s, whatever its case */
NNI_FN int nni_stands(const char *s, const char *end, const char *word)
{
    for (; *word; s++, word++) if (s >= end || nni_lower(*s) != *word) return 0;
    return 1;
}
/* the last place of `word` in the span, as a whole word where it begins and ends with a letter */
NNI_FN const char *nni_last(nni_span t, const char *word)
{
    const size_t n = strlen(word);
    const char *p, *found = NULL;
    for (p = t.s; p + n <= t.end; p++) {
        if (!nni_stands(p, t.end, word)) continue;
        if (nni_letter(word[0]) && p > t.s && nni_wordish(p[-1])) continue;
        if (nni_letter(word[n - 1]) && p + n < t.end && nni_wordish(p[n])) continue;
        found = p;
    }
    return found;
}
/* The letter behind starts_with: after ':', '=', '(', '_' or a quote in any case, after a space only
 * as a capital. Bytes taken; 0 = none. */
NNI_FN size_t nni_answer_token(const char *s, const char *end, int *token)
{
    const char *p = s;
    int marked = 0;
    while (p < end && *p && strchr(" :=(_\"'`[", *p)) marked |= *p++ != ' ';
    if (p == s) return 0;
    if (nni_stands(p, end, "the ")) p += 4;
    if (nni_stands(p, end, "letter ")) p += 7;
    else if (nni_stands(p, end, "token ")) p += 6;
    while (p < end && *p && strchr("\"'`(", *p)) { p++; marked = 1; }
    if (p >= end || !nni_letter(*p) || (p + 1 < end && nni_wordish(p[1]))) return 0;
    if (!marked && *p != (char)(nni_lower(*p) - 32)) return 0;
    *token = nni_lower(*p) - 'a';
    for (p++; p < end && *p && strchr("\"'`)]", *p); p++) { }
    return (size_t)(p - s);
}
/* The pattern's name at s: '_' may be a space, a hyphen or nothing. Bytes taken; 0 = no name. */
NNI_FN size_t nni_answer_name(const char *s, const char *end, nn_pattern_use *u)
{
    size_t best = 0;
    int i;
    for (i = 0; i < (int)NN_PATTERN_COUNT; i++) {
        const char *name = nn_pattern_name((nn_pattern)i), *p = s;
        int token = -1;
        for (; *name; name++) {
            if (*name == '_') { if (p < end && (*p == '_' || *p == ' ' || *p == '-')) p++; continue; }
            if (p >= end || nni_lower(*p) != *name) break;
            p++;
        }
        if (*name) continue;
        if (nn_pattern_has_token((nn_pattern)i)) p += nni_answer_token(p, end, &token);
        if (p < end && nni_wordish(*p)) continue;
        if ((size_t)(p - s) <= best) continue;
        best = (size_t)(p - s);
        u->id = (nn_pattern)i;
        u->token = token;
    }
    return best;
}
NNI_FN int nni_in_words(const char *list, const char *word, size_t n)
{
    const char *p;
    for (p = list; (p = strstr(p, word)) != NULL; p++)
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == 0)) return 1;
    return 0;
}
/* The next word of a span, in lower case; 0 = none. A typographic apostrophe is one. */
NNI_FN size_t nni_next_word(nni_span *t, char word[24])
{
    size_t n = 0;
    while (t->s < t->end && !nni_wordish(*t->s)) t->s++;
    while (t->s < t->end && n + 1 < 24) {
        if (nni_stands(t->s, t->end, "\xe2\x80\x99")) { word[n++] = '\''; t->s += 3; continue; }
        if (!nni_wordish(*t->s) && *t->s != '\'') break;
        word[n++] = nni_lower(*t->s++);
    }
    while (n && word[n - 1] == '\'') n--;
    word[n] = 0;
    return n;
}
NNI_FN int nni_denies(const char *word, size_t n)
{
    if (n > 3 && strcmp(word + n - 3, "n't") == 0) return 1;
    return nni_in_words("not no never neither nor none except excluding excluded exclude excludes "
                        "without reject rejects rejected rejecting fail fails unlike cannot rather "
                        "instead false absent ignores ignored negative negatives",
                        word, n);
}
/* what stands before a name, or above a list, denies it */
NNI_FN int nni_denied_before(nni_span t)
{
    char word[24];
    size_t n;
    while ((n = nni_next_word(&t, word)) != 0) {
        if (!nni_denies(word, n)) continue;
        if (strcmp(word, "not") == 0) {
            nni_span rest = t;
            if (nni_next_word(&rest, word) && strcmp(word, "only") == 0) continue;
        }
        return 1;
    }
    return 0;
}
/* what stands behind it does: "a is not accepted", "a: no", "a = 0"; a description does not */
NNI_FN int nni_denied_behind(nni_span t)
{
    static const char be[] = "is are was were does do did gets get has have can seems";
    char word[24], next[24];
    size_t n = nni_next_word(&t, word);
    if (!n) return 0;
    if (nni_in_words(be, word, n) || (n > 3 && strcmp(word + n - 3, "n't") == 0)) {
        if (nni_denies(word, n)) return 1;
        while ((n = nni_next_word(&t, word)) != 0) if (nni_denies(word, n)) return 1;
        return 0;
    }
    if (strcmp(word, "no") == 0 || strcmp(word, "0") == 0) return !nni_next_word(&t, next);
    return nni_in_words("not false rejected excluded fails negative absent never", word, n);
}
/* only separators and the words of a list */
NNI_FN int nni_joins(nni_span t)
{
    char word[24];
    const char *p;
    size_t n;
    /* "a: 1, b: 0" states them one by one */
    for (p = t.s; p < t.end; p++) if (*p == ':' || *p == '=') return 0;
    while ((n = nni_next_word(&t, word)) != 0)
        if (!(word[0] >= '0' && word[0] <= '9') &&
            !nni_in_words("and or also plus as well then finally pattern patterns the both", word, n))
            return 0;
    return 1;
}
typedef struct nni_reading {
    nn_pattern_use use[NN_PATTERN_UNIVERSE_MAX + 2 * NN_PATTERN_COUNT];
    int yes[NN_PATTERN_UNIVERSE_MAX + 2 * NN_PATTERN_COUNT];
    size_t n, unknown, vocab;
} nni_reading;
NNI_FN void nni_state(nni_reading *r, nn_pattern_use u, int yes)
{
    size_t i;
    if (u.token >= (int)r->vocab) { r->unknown += (size_t)yes; return; }
    for (i = 0; i < r->n && (r->use[i].id != u.id || r->use[i].token != u.token); i++) { }
    if (i == sizeof r->use / sizeof *r->use) return;
    if (i == r->n) r->n++;
    r->use[i] = u;
    r->yes[i] = yes;
}
/* text in brackets behind a name is a description */
NNI_FN const char *nni_skip_brackets(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && *q == ' ') q++;
    if (q >= end || *q != '(') return p;
    while (q < end && *q != ')' && *q != '\n') q++;
    return q < end && *q == ')' ? q + 1 : p;
}
/* Where a gap between two names is cut: what is before belongs to the first. */
NNI_FN const char *nni_gap_cut(nni_span g)
{
    const char *p;
    for (p = g.s; p < g.end; p++) {
        if (*p == ',' || *p == ';' || *p == '|') return p;
        if (nni_stands(p, g.end, " and ") || nni_stands(p, g.end, " or ")) return p;
    }
    return g.s;
}
/* from p to q is all that stands between two separators, quotes and bullets aside */
NNI_FN int nni_item_alone(nni_span t, const char *p, const char *q)
{
    while (p > t.s && strchr(" \"'`*-", p[-1])) p--;
    while (q < t.end && *q && strchr(" \"'`*.)", *q)) q++;
    return (p == t.s || strchr(",;:[(0123456789.", p[-1])) && (q == t.end || strchr(",;]}", *q));
}
/* One sentence: runs of names that only a list's words join are stated or denied together. */
NNI_FN void nni_read_sentence(nni_reading *r, nni_span t, int denied)
{
    nn_pattern_use run[NN_PATTERN_UNIVERSE_MAX];
    size_t n_run = 0, i;
    nni_span gap, before;
    int no = denied;
    const char *p = t.s;
    before.s = gap.s = t.s;
    for (;;) {
        nn_pattern_use u;
        size_t n = 0;
        for (; p < t.end; p++) {
            const char *q;
            if (p > t.s && nni_wordish(p[-1])) continue;
            if ((n = nni_answer_name(p, t.end, &u)) != 0) break;
            for (q = p; q < t.end && nni_wordish(*q); q++) { }
            /* an item of a list that is nobody's name */
            if (q > p && memchr(p, '_', (size_t)(q - p)) && !denied && nni_item_alone(t, p, q)) r->unknown++;
            if (q > p) p = q - 1;
        }
        gap.end = p;
        if (n_run && p < t.end && n_run < NN_PATTERN_UNIVERSE_MAX && nni_joins(gap)) {
            run[n_run++] = u;
        } else {
            before.s = gap.s;
            before.end = p;
            if (n_run) {
                nni_span behind = gap;
                if (p < t.end) {
                    behind.end = nni_gap_cut(gap);
                    if (behind.end > gap.s) before.s = behind.end;
                }
                no = no || nni_denied_behind(behind);
                for (i = 0; i < n_run; i++) nni_state(r, run[i], !no);
                n_run = 0;
            }
            if (p >= t.end) return;
            no = denied || nni_denied_before(before);
            run[n_run++] = u;
        }
        p = nni_skip_brackets(p + n, t.end);
        gap.s = p;
    }
}
/* a line of names alone (with bullets, numbers, separators), at least one */
NNI_FN int nni_names_alone(nni_span t)
{
    size_t names = 0;
    while (t.s < t.end) {
        nn_pattern_use u;
        size_t n = nni_answer_name(t.s, t.end, &u);
        if (n) { names++; t.s += n; continue; }
        if (nni_letter(*t.s)) {
            char word[24];
            n = nni_next_word(&t, word);
            if (!nni_in_words("and or", word, n)) return 0;
        } else t.s++;
    }
    return names > 0;
}
NNI_FN const char *nni_line_end(const char *p, const char *end)
{
    const char *q = p < end ? (const char *)memchr(p, '\n', (size_t)(end - p)) : NULL;
    return q ? q : end;
}
NNI_FN size_t nni_names_in(nni_span t)
{
    const char *p;
    nn_pattern_use u;
    size_t n = 0, k;
    for (p = t.s; p < t.end; p++)
        if ((p == t.s || !nni_wordish(p[-1])) && (k = nni_answer_name(p, t.end, &u)) != 0) { n++; p += k - 1; }
    return n;
}
/* a line that ends with ':' is one for the lines below it; *line loses what stands behind */
NNI_FN int nni_heading(nni_span *line)
{
    while (line->end > line->s && strchr(" *_\r", line->end[-1])) line->end--;
    return line->end > line->s && line->end[-1] == ':';
}
/* what follows the thinking and an echo of the prompt */
NNI_FN nni_span nni_after_thinking(nni_span t)
{
    static const char *const tags[] = { "think", "thinking", "reasoning", "scratchpad", "analysis" };
    char open[24], close[24];
    const char *p;
    size_t i;
    for (i = 0; i < sizeof tags / sizeof *tags; i++) {
        (void)snprintf(open, sizeof open, "<%s>", tags[i]);
        (void)snprintf(close, sizeof close, "</%s>", tags[i]);
        if ((p = nni_last(t, close)) != NULL) t.s = p + strlen(close);
        if ((p = nni_last(t, open)) != NULL) t.end = p;
    }
    if ((p = nni_last(t, "the available patterns:")) != NULL) {
        nni_span rest = t;
        rest.s = p;
        p = nni_last(rest, "answer with the names of the patterns");
        t.s = p ? nni_line_end(p, t.end) : t.end;
    }
    return t;
}
/* the part of the text that is the answer */
NNI_FN nni_span nni_answer_part(nni_span t)
{
    static const char *const marks[] = { "final answer", "answer:", "answer is", "answers:", "answer**:" };
    nni_span part;
    const char *p, *q, *at = NULL;
    size_t i;
    int below = 0, denied = 0;
    if ((p = nni_last(t, "</answer>")) != NULL) {
        part.s = t.s;
        part.end = p;
        if ((q = nni_last(part, "<answer>")) != NULL) { part.s = q + 8; return part; }
    }
    if ((p = nni_last(t, "\\boxed{")) != NULL) {
        part.s = p + 7;
        part.end = (q = (const char *)memchr(p, '}', (size_t)(t.end - p))) != NULL ? q : t.end;
        return part;
    }
    for (i = 0; i < sizeof marks / sizeof *marks; i++) {
        p = nni_last(t, marks[i]);
        if (p && p + strlen(marks[i]) > at) at = p + strlen(marks[i]);
    }
    if (at) {
        part.s = at;
        part.end = t.end;
        if (nni_names_in(part)) t = part;
    }
    /* the last fence with names in it */
    part = t;
    for (; (q = nni_last(part, "```")) != NULL; part.end = p) {
        nni_span before = part;
        before.end = q;
        if ((p = nni_last(before, "```")) == NULL) break;
        before.s = nni_line_end(p, q);
        if (before.s == q) before.s = p + 3;
        if (nni_names_in(before)) return before;
    }
    /* the last lines that are names alone, unless what stands above them denies them */
    part.s = NULL;
    for (p = t.s; p < t.end; p = q + 1) {
        nni_span line;
        line.s = p;
        line.end = q = nni_line_end(p, t.end);
        if (nni_names_alone(line)) {
            if (!part.s || part.end + 1 != line.s) { part.s = line.s; denied = below; }
            part.end = line.end;
        } else if (nni_heading(&line)) below = nni_denied_before(line);
    }
    return part.s && !denied ? part : t;
}
/* Sentences end at line breaks, marks and words that turn ("but"); a line that ends with ':' is a
 * heading for those below it. */
NNI_FN void nni_read_answer(nni_reading *r, nni_span t)
{
    static const char *const turns[] = { " but ", " however", " although ", " whereas ", " while ", "; " };
    const char *p = t.s, *line = t.s;
    nni_span s;
    int below = 0;
    size_t i;
    s.s = t.s;
    for (; p <= t.end; p++) {
        int ends = p == t.end || *p == '\n' || *p == '!' || *p == '?';
        if (!ends && *p == '.') ends = p + 1 == t.end || p[1] == ' ' || p[1] == '\n';
        for (i = 0; !ends && i < sizeof turns / sizeof *turns; i++) ends = nni_stands(p, t.end, turns[i]);
        if (!ends) continue;
        s.end = p;
        nni_read_sentence(r, s, below);
        s.s = p;
        if (p < t.end && *p != ' ' && *p != ';') s.s = p + 1;
        if (p == t.end || *p == '\n') {
            nni_span whole;
            whole.s = line;
            whole.end = p;
            if (nni_heading(&whole)) below = nni_denied_before(whole);
            else if (whole.end == whole.s) below = 0;
            line = p + 1;
        }
    }
}
NN_DEF nn_status nn_answer_patterns(nn_answer *a, const char *text, size_t n,
                                    const nn_record_format *f, nn_error *err)
{
    nni_reading r;
    nn_answer out;
    nni_span t;
    size_t i, k, offered = 0;
    memset(&r, 0, sizeof r);
    memset(&out, 0, sizeof out);
    r.vocab = f->vocab;
    t.s = text;
    t.end = text + n;
    nni_read_answer(&r, nni_answer_part(nni_after_thinking(t)));
    for (i = 0; i < r.n; i++) {
        if (!r.yes[i]) { out.denied++; continue; }
        if (out.n == NN_PATTERN_UNIVERSE_MAX) break;
        for (k = out.n++; k > 0 && (out.uses[k - 1].id > r.use[i].id ||
                                    (out.uses[k - 1].id == r.use[i].id &&
                                     out.uses[k - 1].token > r.use[i].token));
             k--)
            out.uses[k] = out.uses[k - 1];
        out.uses[k] = r.use[i];
    }
    out.unknown = r.unknown;
    for (i = 0; i < f->n_available; i++) {
        for (k = 0; k < out.n && out.uses[k].id != f->available[i]; k++) { }
        offered += k < out.n;
    }
    /* of a small offer all may be true */
    if (f->n_available > 8 && offered == f->n_available)
        return nn_error_set(err, NN_E_FORMAT, "answer: every pattern that there is is named");
    if (!out.n)
        return nn_error_set(err, NN_E_FORMAT,
                            "answer: no pattern is stated (%zu denied, %zu unknown names)",
                            out.denied, out.unknown);
    *a = out;
    return NN_OK;
}
/* JSON as language models write it -> JSON: no trailing commas, no '+', double quotes. In place. */
NNI_FN size_t nni_forgive(char *s, size_t n)
{
    size_t i, k, out = 0;
    for (i = 0; i < n; i++) {
        if (s[i] == '\'') { s[out++] = '"'; continue; }
        if (s[i] == '+' && (i == 0 || (s[i - 1] != 'e' && s[i - 1] != 'E'))) continue;
        if (s[i] == ',') {
            for (k = i + 1; k < n && (s[k] == ' ' || s[k] == '\n' || s[k] == '\r' || s[k] == '\t'); k++) { }
            if (k < n && (s[k] == ']' || s[k] == '}')) continue;
        }
        s[out++] = s[i];
    }
    return out;
}
NN_DEF nn_status nn_answer_weights(nn_mlp *m, const char *text, size_t n, nn_error *err)
{
    enum { TRIES = 64 };
    nni_span t;
    const char *p;
    size_t from, len, tries = 0;
    t.s = text;
    t.end = text + n;
    t = nni_after_thinking(t);
    /* weights hold no further objects, so theirs is the last that opens */
    for (p = t.end; p > t.s && tries < TRIES; p--) {
        char *copy;
        nn_status s;
        if (p[-1] != '{') continue;
        tries++;
        if (!nni_first_object(p - 1, (size_t)(t.end - p) + 1, &from, &len)) continue;
        s = nn_completion_weights(m, p - 1, len, NULL);
        if (s == NN_E_FORMAT) {
            copy = (char *)nn_mem_alloc(len, &m->alloc);
            if (!copy) return nn_error_set(err, NN_E_NOMEM, "answer: out of memory for %zu bytes", len);
            memcpy(copy, p - 1, len);
            s = nn_completion_weights(m, copy, nni_forgive(copy, len), NULL);
            nn_mem_free(copy, len, &m->alloc);
        }
        if (s == NN_OK) return s;
        if (s != NN_E_FORMAT) return nn_error_set(err, s, "answer: the weights could not be read");
    }
    return nn_completion_weights(m, t.s, (size_t)(t.end - t.s), err);
}

#endif /* !NN_SIG_ONLY_MODEL */
#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_SIG_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
