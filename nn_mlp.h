/* nn_mlp.h - v0.1.0 - multi-layer perceptrons: backbone + head, in plain C99
 *
 * DOES      Builds, initialises, runs and differentiates MLPs; names their parameters as PyTorch does; freezes, replaces heads,
 *           loads and saves state dictionaries (nn_dict), does arithmetic on weights (task vectors), quantizes models.
 * DOES NOT  Read files (nn_fmt.h), train (nn_train.h), print, or keep global state.
 * NEEDS     nn_tensor.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_mlp.h"
 * QUICK START
 *     static const size_t hidden[] = { 32, 16 };
 *     nn_mlp_desc d = NN_ZERO;               zero means "default", field by field: ReLU, PyTorch's initial weights
 *     nn_mlp     *m = NULL;
 *     nn_error    e = NN_ZERO;
 *     float x[2 * 4] = { 0 }, y[2 * 3];
 *     d.n_in = 4;  d.n_out = 3;  d.hidden = hidden;  d.n_hidden = 2;
 *     if (nn_mlp_create(&m, &d, &e) != NN_OK) return 1;                       e.msg says why
 *     if (nn_mlp_predict(m, y, nn_mlp_dense(x, 4), 2, 0, &e) != NN_OK) return 1;     two rows in, two rows of logits out
 *     nn_mlp_destroy(m);
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [MODEL] [RUN] [STATE] [TASKVEC] [QUANTIZE]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_MLP_H_INCLUDED
#define NN_MLP_H_INCLUDED
#include "nn_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [MODEL] describe, create, initialise =============================== */
/* A model is a chain of linear layers y = act(x W^T + b), W [out, in] row-major as in PyTorch: first the backbone, then the
 * head. The last layer of the head makes the n_out logits and has no activation. */
#define NN_MLP_NAME 48          /* bytes of a layer's name, with the 0 */
#define NN_MLP_MAX_LAYERS 4096

typedef enum nn_mlp_arch {
    NN_ARCH_DEFAULT = 0,     /* the layers listed in the desc */
    NN_ARCH_UNIFORM,         /* D = n_in: 10 x (D-D, ReLU); head D-D/2, ReLU, D/2-C */
    NN_ARCH_TAPERED          /* 5 x (D-D, ReLU), D-D/2 bare, 5 x (D/2-D/2, ReLU); head D/2-D/4, ReLU, D/4-C: 1,807,754 parameters at 512/10 */
} nn_mlp_arch;
typedef enum nn_mlp_naming {
    NN_NAMES_DEFAULT = 0,    /* backbone layers.0.0, layers.1.0, ... (a bare layer: layers.5.0), head head.0, head.2, ...: a ModuleList
                                of Sequential(Linear, act) and a Sequential; dropout shifts no index */
    NN_NAMES_NETWORK,        /* network.0, network.2, network.4, ...: one Sequential of everything (subject models) */
    NN_NAMES_ORIGINAL        /* backbone.block1.block.{0,2,..}, backbone.transition, backbone.block2.block.{0,2,..}, head.head.{0,2}: the
                                first bare layer of the backbone is the transition */
} nn_mlp_naming;
typedef enum nn_init {
    NN_INIT_DEFAULT = 0,     /* PyTorch's nn.Linear after torch.manual_seed(seed): same bits, weight then bias, layer by layer */
    NN_INIT_HE,              /* U(-b, b), b = sqrt(6 / fan_in), biases 0; drawn from PyTorch's generator (kaiming_uniform_, relu) */
    NN_INIT_HE_NORMAL,       /* N(0, 2 / fan_in), biases 0; kaiming_normal_ */
    NN_INIT_XAVIER,          /* U(-b, b), b = sqrt(6 / (fan_in + fan_out)), biases 0; xavier_uniform_ */
    NN_INIT_ZEROS,
    NN_INIT_PHILOX           /* PyTorch's default ranges drawn from our own stream (seed, NN_STREAM_INIT, layer): a layer's weights
                                do not depend on the layers before it */
} nn_init;

typedef struct nn_mlp_layer_desc {
    size_t width;               /* outputs, >= 1 */
    nn_act act;                 /* 0 = the desc's act; NN_ACT_IDENTITY = a bare layer */
    double dropout;             /* probability 0 <= p < 1 after the activation; 0 = the desc's dropout; negative = none */
} nn_mlp_layer_desc;

typedef struct nn_mlp_desc {
    size_t n_in, n_out;         /* required, >= 1; token input: n_in = length * vocab */
    nn_mlp_arch arch;           /* 0 = the layers below */
    const size_t *hidden;       /* [n_hidden] widths of a plain backbone; read during create, not kept (so are the two below) */
    size_t n_hidden;
    const nn_mlp_layer_desc *backbone; size_t n_backbone;     /* instead of hidden: each layer for itself */
    const nn_mlp_layer_desc *head;     size_t n_head;         /* hidden layers of the head; the logits' layer is added */
    nn_act act;                 /* 0 = ReLU */
    double slope;               /* leaky_relu's; 0 = 0.01 */
    double dropout;             /* 0 = none */
    nn_mlp_naming names;
    nn_init init;
    uint64_t seed;              /* 0 = 1: runs repeat unless asked otherwise; literal_seed takes 0 as it is */
    int literal_seed;
    nn_torch_rng *torch_rng;    /* NULL, or the generator to draw from instead of a fresh manual_seed(seed); it moves on */
    nn_alloc alloc;             /* all zero = libc; copied into the model */
} nn_mlp_desc;

typedef struct nn_mlp_layer {
    size_t n_in, n_out;
    float *weight, *bias;       /* [n_out, n_in], [n_out]: inside the model's params */
    size_t offset;              /* of weight in params, in floats; the bias follows the weight, the next layer the bias */
    nn_act act;                 /* NN_ACT_IDENTITY for a bare layer; never NN_ACT_DEFAULT */
    float  slope, dropout;
    int    is_head;
    int    frozen_weight, frozen_bias;   /* 1 = no gradient is wanted, no optimizer touches it */
    char   name[NN_MLP_NAME];   /* "layers.0.0": the parameters are name.weight and name.bias */
} nn_mlp_layer;

/* Plain, to look inside; change weights, flags, act, slope and dropout freely, the rest belongs to the library. */
typedef struct nn_mlp {
    size_t n_in, n_out, n_layers, n_backbone;   /* layers [0, n_backbone) are the backbone, the others the head */
    nn_mlp_layer *layers;       /* [n_layers] */
    float *params;              /* [n_params], all parameters, in order: weight 0, bias 0, weight 1, ... (parameters_to_vector) */
    size_t n_params, n_backbone_params;         /* params[0 .. n_backbone_params) are the backbone's */
    size_t max_width;           /* widest output of any layer */
    nn_mlp_naming names;
    nn_alloc alloc;
} nn_mlp;

/* nn_mlp_create: a new initialised model; nn_mlp_destroy frees it (NULL is fine).
 * NN_E_ARG (a width of 0, dropout outside [0,1), an unknown enum value, tapered with n_in < 4), NN_E_LIMIT, NN_E_NOMEM;
 * on failure *m is untouched. */
NN_DEF nn_status nn_mlp_create(nn_mlp **m, const nn_mlp_desc *d, nn_error *err);
NN_DEF void      nn_mlp_destroy(nn_mlp *m);
/* nn_mlp_count: parameters the desc would have, without building it; 0 when the desc is invalid. */
NN_DEF size_t    nn_mlp_count(const nn_mlp_desc *d);
/* nn_mlp_init: new values for the layers [first, first + n) (n beyond the end is cut), as nn_mlp_create would draw them if these were all. */
NN_DEF nn_status nn_mlp_init(nn_mlp *m, size_t first, size_t n, nn_init kind, uint64_t seed, nn_error *err);
/* nn_mlp_copy: a new model with the same layers, weights and flags. nn_mlp_copy_params: dst's weights become src's;
 * NN_E_ARG when the shapes differ. */
NN_DEF nn_status nn_mlp_copy(nn_mlp **m, const nn_mlp *src, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_mlp_copy_params(nn_mlp *dst, const nn_mlp *src, nn_error *err);
/* nn_mlp_replace_head: cut the head off and put a new one on: hidden[n_hidden] widths (desc's rules of act: ReLU) and n_out
 * logits, drawn by `init` from seed (0 = 1). n_hidden 0 with hidden NULL: the old head's hidden widths. The backbone keeps
 * its bytes; pointers into the model's parameters change (params moves), views from nn_mlp_state die. */
NN_DEF nn_status nn_mlp_replace_head(nn_mlp *m, size_t n_out, const size_t *hidden, size_t n_hidden, nn_init init, uint64_t seed, nn_error *err);
/* nn_mlp_summary: one line per layer ("layers.0.0  Linear 512 -> 512, relu  262656 parameters, frozen") and totals, as text into
 * buf (cut to cap, always terminated when cap > 0); returns the length it has uncut. */
NN_DEF size_t    nn_mlp_summary(const nn_mlp *m, char *buf, size_t cap);

/* ==== [RUN] forward and backward ========================================= */
/* What goes in: either dense rows or token rows. Row i is x + i ldx, or tokens + i length, where length * vocab = n_in and
 * position p with token t is input p vocab + t of a one-hot (gathered, never built; same bits as the dense one-hot).
 * Token t outside [0, vocab) is NN_E_ARG. */
typedef struct nn_mlp_input {
    const float   *x; size_t ldx;      /* [n, n_in]; ldx 0 = n_in */
    const int32_t *tokens;             /* [n, length] instead of x */
    size_t length, vocab;
} nn_mlp_input;
NN_DEF nn_mlp_input nn_mlp_dense (const float *x, size_t ldx);
NN_DEF nn_mlp_input nn_mlp_tokens(const int32_t *tokens, size_t length, size_t vocab);

/* A workspace holds what forward computes and backward needs, for up to `rows` rows. One per thread; sized beforehand, one block. */
enum {
    NN_WORK_BACKWARD = 1,   /* room for gradients; without it (and without the next two) only two layers are kept at a time */
    NN_WORK_POST = 2,       /* keep every layer's output: nn_mlp_post */
    NN_WORK_PRE = 4,        /* keep every layer's pre-activation, also where backward can do without: nn_mlp_pre */
    NN_WORK_QAT = 8         /* room for quantized copies of the weights (straight-through training) */
};
typedef struct nn_mlp_work {
    size_t  rows;           /* capacity */
    unsigned flags;
    float **pre, **post;    /* [n_layers] of [rows, n_out] packed: before and after the activation; pre[l] may equal post[l] (bare layers) or
                               be NULL (not kept) */
    float **drop;           /* [n_layers] after dropout, the next layer's input; NULL where a layer has none */
    unsigned char **mask;   /* [n_layers] of [rows, n_out]: 1 = kept by dropout */
    float *grad[2];         /* [rows, max_width] ping-pong gradients */
    float *qparams;         /* [n_params] with NN_WORK_QAT */
    void  *scratch; size_t scratch_bytes;     /* for nn_gemm */
    void  *block;   size_t bytes;             /* everything above is inside */
    int    owned;           /* 0 = the block is the caller's */
    nn_alloc alloc;
} nn_mlp_work;
/* nn_mlp_workspace_bytes: exact bytes for a batch of `rows`; 0 = overflow. nn_mlp_workspace_make: memory NULL = take it from alloc
 * (NULL = libc), else at least nn_mlp_workspace_bytes bytes aligned to 64, the caller's. nn_mlp_workspace_free: zeroes *w.
 * A workspace fits every model with the same layer shapes. */
NN_DEF size_t    nn_mlp_workspace_bytes(const nn_mlp *m, size_t rows, unsigned flags);
NN_DEF nn_status nn_mlp_workspace_make(nn_mlp_work *w, const nn_mlp *m, size_t rows, unsigned flags, void *memory, const nn_alloc *alloc, nn_error *err);
NN_DEF void      nn_mlp_workspace_free(nn_mlp_work *w);
/* nn_mlp_pre / nn_mlp_post: layer l's values of the last forward, [n, n_out(l)] packed; NULL when they were not kept. */
NN_DEF const float *nn_mlp_pre (const nn_mlp_work *w, size_t l);
NN_DEF const float *nn_mlp_post(const nn_mlp_work *w, size_t l);

typedef struct nn_mlp_run {          /* how to run; NULL = inference, one thread's worth of defaults */
    int      train;                  /* 1 = dropout drops */
    uint64_t seed, step;             /* dropout masks: stream (seed, NN_STREAM_DROPOUT, step * layers + layer) */
    int      threads;                /* 0 = all, where a product is large enough to gain */
    const float *params;             /* NULL = the model's own; else [n_params], run with these instead (quantized copies) */
} nn_mlp_run;
/* nn_mlp_forward: logits of n rows, n <= w->rows, into w; *out (may be NULL) points at them, [n, n_out] packed, valid until the next call.
 * Row i has the same bits in every batch. No allocation. NN_E_ARG for n too large, a token out of range, an input that does not fit. */
NN_DEF nn_status nn_mlp_forward(const nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n, const nn_mlp_run *run, const float **out, nn_error *err);
/* nn_mlp_backward: after nn_mlp_forward on the same input, workspace and run, with dout [n, n_out] = dL/dlogits:
 *   grads [n_params] +=  dL/dparams, layout of m->params; frozen tensors and everything below the lowest trained layer are left alone;
 *                        NULL = not wanted
 *   dx    [n, n_in]      overwritten with dL/dinput (dense input, or the gradient of the one-hot); NULL = not wanted
 * forward: z = x W^T + b, y = act(z)   so: dz = dy act'(z), dW += dz^T x, db += sum dz, dx = dz W. The workspace needs NN_WORK_BACKWARD. */
NN_DEF nn_status nn_mlp_backward(const nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n, const nn_mlp_run *run, const float *dout,
                                 float *grads, float *dx, nn_error *err);
/* nn_mlp_backward_update: the same, but every weight-gradient tile goes straight to the optimizer: u[2 l] moves layer l's weight,
 * u[2 l + 1] its bias (NULL = left alone, as frozen tensors are); moments m1, m2 [n_params] in the layout of m->params (NULL where
 * the optimizer has none). Same bits as nn_mlp_backward into zeroed grads followed by nn_update_apply. */
NN_DEF nn_status nn_mlp_backward_update(nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n, const nn_mlp_run *run, const float *dout,
                                        const nn_update *const *u, float *m1, float *m2, float *dx, nn_error *err);
/* nn_mlp_predict: inference on any number of rows in chunks (memory bounded), out [n, n_out] overwritten. threads 0 = all. Allocates
 * one workspace from the model's hooks. */
NN_DEF nn_status nn_mlp_predict(const nn_mlp *m, float *out, nn_mlp_input in, size_t n, int threads, nn_error *err);

/* ==== [STATE] named parameters, state dictionaries, freezing, heads ====== */
/* Patterns select names everywhere in this header: `*` any run of characters, `?` one, several separated by commas, a leading `!` takes
 * back ("layers.*", "*.bias", "*,!head.*"). NULL = everything. nn_name_match: 1 when the name is selected. */
NN_DEF int nn_name_match(const char *pattern, const char *name);
/* nn_mlp_param: tensor 2l is layer l's weight, 2l+1 its bias: its name into buf [NN_MLP_NAME + 8] and a view into the model. i < 2 n_layers. */
NN_DEF nn_tensor nn_mlp_param(const nn_mlp *m, size_t i, char *buf);
/* nn_mlp_backbone_pattern: selects the backbone's names of this model ("layers.*", "backbone.*"; NETWORK naming: a list). The text lives as
 * long as buf [cap]; NULL when it does not fit. */
NN_DEF const char *nn_mlp_backbone_pattern(const nn_mlp *m, char *buf, size_t cap);
/* nn_mlp_state: the parameters whose names match, in order, put into *d. copy 0: views into the model (valid as long as it lives and
 * its head is not replaced); 1: copies. On failure *d holds nothing new. */
NN_DEF nn_status nn_mlp_state(const nn_mlp *m, nn_dict *d, const char *pattern, int copy, nn_error *err);

typedef enum nn_load_result { NN_LOAD_MATCHED = 0, NN_LOAD_MISSING, NN_LOAD_UNEXPECTED, NN_LOAD_RESHAPED } nn_load_result;
typedef struct nn_load_item { nn_load_result result; const char *name; } nn_load_item;   /* missing: the model's name; else the dictionary's */
typedef struct nn_load_report {
    size_t matched, missing, unexpected, reshaped;  /* reshaped: the name is there with another shape, so it was NOT loaded */
    nn_load_item *items; size_t n_items;            /* names, in the model's order, then the unexpected ones; in the arena */
    nn_arena arena;
} nn_load_report;
NN_DEF void nn_load_report_free(nn_load_report *r);
typedef struct nn_load_desc {
    const char *pattern;        /* only the model's parameters that match; NULL = all */
    const char *const *rename;  /* [2 n_rename]: old, new, old, new: a dictionary name that starts with (or is) `old` is read as new + rest;
                                   the first that fits wins */
    size_t n_rename;
    int strict;                 /* 1 = anything missing, unexpected or reshaped fails, nothing is loaded */
    int by_order;               /* 1 = ignore names: the dictionary's matrices and vectors in order are the model's (fc1, fc2, ... of strangers) */
} nn_load_desc;
/* nn_mlp_load: values of d (any real dtype, converted to float) into the model. Zero matches is NN_E_ARG, with what was looked for and
 * what is there. d NULL desc = defaults. report may be NULL; it is filled (also on failure after the comparison) and freed by nn_load_report_free. */
NN_DEF nn_status nn_mlp_load(nn_mlp *m, const nn_dict *d, const nn_load_desc *desc, nn_load_report *report, nn_error *err);
/* nn_mlp_desc_from_state: what can be read off a state dictionary: n_in, n_out, widths of backbone and head, naming. Activations are not in
 * it: desc->act is used (bare layers are recognised in NN_NAMES_ORIGINAL only). layers [cap] receives the layer descs that *desc points to. */
NN_DEF nn_status nn_mlp_desc_from_state(nn_mlp_desc *desc, nn_mlp_layer_desc *layers, size_t cap, const nn_dict *d, nn_error *err);
/* nn_mlp_freeze: sets the frozen flags of the parameters that match to `frozen` (0 or 1); returns how many tensors matched. */
NN_DEF size_t nn_mlp_freeze(nn_mlp *m, const char *pattern, int frozen);
/* nn_mlp_rename: give the layers the names of another naming (before saving for the original's programs). */
NN_DEF nn_status nn_mlp_rename(nn_mlp *m, nn_mlp_naming names, nn_error *err);
/* nn_mlp_backbone_bytes: the backbone's parameters as bytes, to hash before and after fine-tuning; *n receives their number. */
NN_DEF const void *nn_mlp_backbone_bytes(const nn_mlp *m, size_t *n);

/* ==== [TASKVEC] arithmetic on weights ==================================== */
/* A task vector is tau = theta_ft - theta_pre (Ilharco et al., Editing Models with Task Arithmetic, ICLR 2023), an nn_dict of NN_F64
 * tensors under the model's names. In double the difference of two floats loses nothing that matters: nn_taskvec_make checks that
 * (float)((double)pre + tau) is ft, bit for bit, for every weight. Every `out` below is a zeroed or empty nn_dict that receives new entries; on failure
 * it is left empty. Operands must have the same names (any order; the first one's order counts) and shapes: NN_E_ARG names the first that differs. */
typedef struct nn_taskvec_info {
    size_t tensors, weights;
    size_t signed_zeros;        /* weights of ft that are -0 beside another pre: they come back as +0, the one value that no sum can make */
    double norm, max_abs;
} nn_taskvec_info;
/* nn_taskvec_make: over the names of pre that match pattern (NULL = all; usually the backbone's). NN_E_ARG: a name is missing in ft, shapes differ,
 * nothing matches, a value is not finite, or no double tau gives ft back. info may be NULL. */
NN_DEF nn_status nn_taskvec_make(nn_dict *out, const nn_dict *pre, const nn_dict *ft, const char *pattern, nn_taskvec_info *info, nn_error *err);
/* nn_taskvec_apply: out = (float)((double)pre + coefficient * tau), NN_F32, every name of pre; names without a tau are copied.
 * Coefficient 1 gives ft's bits, 0 gives pre's. */
NN_DEF nn_status nn_taskvec_apply(nn_dict *out, const nn_dict *pre, const nn_dict *tau, double coefficient, nn_error *err);
/* nn_taskvec_sum: out = sum_i weight[i] tau[i] (weights NULL = 1 each; negation: one tau with weight -1; subtract: 1, -1), in order of i. */
NN_DEF nn_status nn_taskvec_sum(nn_dict *out, const nn_dict *const *tau, const double *weight, size_t n, nn_error *err);
typedef enum nn_taskvec_op { NN_TASKVEC_ADD = 0, NN_TASKVEC_SUBTRACT, NN_TASKVEC_MULTIPLY, NN_TASKVEC_DIVIDE } nn_taskvec_op;
/* nn_taskvec_binary: element by element. Divide: |divisor| < eps (0 = 1e-8) gives 0 there, and *zeroed (may be NULL) counts them. */
NN_DEF nn_status nn_taskvec_binary(nn_dict *out, const nn_dict *a, const nn_dict *b, nn_taskvec_op op, double eps, size_t *zeroed, nn_error *err);
/* nn_taskvec_interpolate: out = (1 - t) a + t b; exact at t = 0 and t = 1. Works on models (any real dtype in, NN_F64 out) and task vectors. */
NN_DEF nn_status nn_taskvec_interpolate(nn_dict *out, const nn_dict *a, const nn_dict *b, double t, nn_error *err);
/* nn_taskvec_analogy: out = c + scale (b - a): a is to b as c is to out. */
NN_DEF nn_status nn_taskvec_analogy(nn_dict *out, const nn_dict *a, const nn_dict *b, const nn_dict *c, double scale, nn_error *err);
/* nn_taskvec_ties (Yadav et al., NeurIPS 2023): per task vector keep the `keep` (0 < keep <= 1; 0 = 0.2) share of weights with the largest |tau| over all tensors
 * together (ties: the earlier weight), elect each weight's sign by the larger total mass (0 mass: +), out = lambda (0 = 1) times the mean of the kept entries
 * of that sign. */
NN_DEF nn_status nn_taskvec_ties(nn_dict *out, const nn_dict *const *tau, size_t n, double keep, double lambda, nn_error *err);
/* nn_taskvec_dare (Yu et al., ICML 2024): drop each weight with probability `drop` (0 <= drop < 1), divide the others by 1 - drop;
 * stream (seed, NN_STREAM_TASKVEC, index of the tensor). */
NN_DEF nn_status nn_taskvec_dare(nn_dict *out, const nn_dict *tau, double drop, uint64_t seed, nn_error *err);
/* nn_taskvec_cosine: out [n,n]: cosines between task vectors over all their weights; a zero vector has cosine 0 with all others, 1 with itself. */
NN_DEF nn_status nn_taskvec_cosine(double *out, const nn_dict *const *tau, size_t n, nn_error *err);
/* nn_taskvec_conflict: share (0..1) of the weights where some task vectors are positive and others negative, among those where at least
 * two are not 0. out may also be asked per tensor: per [count of tau[0]] or NULL. */
NN_DEF nn_status nn_taskvec_conflict(double *share, double *per, const nn_dict *const *tau, size_t n, nn_error *err);
/* nn_taskvec_norms: out [tau->count], Euclidean norm of each tensor in the dict's order; returns the norm of all together. */
NN_DEF double nn_taskvec_norms(double *out, const nn_dict *tau);
/* nn_dict_distance: Euclidean distance between two dictionaries over the common names that match, relative to a's norm: tells whether two
 * checkpoints share an initialisation. NaN when nothing is common. */
NN_DEF double nn_dict_distance(const nn_dict *a, const nn_dict *b, const char *pattern);

/* ==== [QUANTIZE] quantized models ======================================== */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_MLP_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_MLP_IMPLEMENTED)
#define NN_MLP_IMPLEMENTED
#include "nn_tensor.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [MODEL] ------------------------------------------------------------ */

/* ---- [RUN] -------------------------------------------------------------- */

/* ---- [STATE] ------------------------------------------------------------ */

/* ---- [TASKVEC] ---------------------------------------------------------- */

/* ---- [QUANTIZE] --------------------------------------------------------- */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_MLP_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
