/* nn_mlp.h - v0.1.0 - multi-layer perceptrons: backbone + head, in plain C99
 *
 * DOES      Builds, initialises, runs and differentiates MLPs; names their parameters as PyTorch
 *           does; freezes, replaces heads, loads and saves state dictionaries (nn_dict), does
 *           arithmetic on weights (task vectors), quantizes models.
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
 *     if (nn_mlp_predict(m, y, nn_mlp_dense(x, 4), 2, 0, &e) != NN_OK) return 1;     two rows in
 *     nn_mlp_destroy(m);                                              y: two rows of logits
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [MODEL] [RUN] [STATE] [TASKVEC] [QUANTIZE]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_MLP_H_INCLUDED
#define NN_MLP_H_INCLUDED
#include "nn_tensor.h"
#define NN_MLP_VERSION_NUM 101
#if NN_VERSION_NUM != 101
#error "nn_mlp.h and nn_tensor.h are of two versions: take all nn_*.h from one place"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [MODEL] describe, create, initialise =============================== */
/* A model is a chain of linear layers y = act(x W^T + b), W [out, in] row-major as in PyTorch:
 * first the backbone, then the
 * head. The last layer of the head makes the n_out logits and has no activation. */
#define NN_MLP_NAME 48          /* bytes of a layer's name, with the 0 */
#define NN_MLP_MAX_LAYERS 4096

/* The architectures that have a name. */
typedef enum nn_mlp_arch {
    NN_ARCH_DEFAULT = 0,     /* the layers listed in the desc */
    NN_ARCH_UNIFORM,         /* D = n_in: 10 x (D-D, ReLU); head D-D/2, ReLU, D/2-C */
    NN_ARCH_TAPERED          /* 5 x (D-D, ReLU), D-D/2 bare, 5 x (D/2-D/2, ReLU); head D/2-D/4,
                                ReLU, D/4-C: 1,807,754 parameters at 512/10 */
} nn_mlp_arch;
/* How the layers are called in a state dictionary: each followed by .weight and .bias. */
typedef enum nn_mlp_naming {
    NN_NAMES_DEFAULT = 0,    /* backbone layers.0.0, layers.1.0, ... (a bare layer: layers.5.0),
                                head head.0, head.2, ...: a ModuleList of Sequential(Linear, act)
                                and a Sequential; dropout shifts no index */
    NN_NAMES_NETWORK,        /* network.0, network.2, network.4, ...: one Sequential of everything
                                (subject models) */
    NN_NAMES_ORIGINAL        /* backbone.block1.block.{0,2,..}, backbone.transition,
                                backbone.block2.block.{0,2,..}, head.head.{0,2}: the first bare
                                layer of the backbone is the transition */
} nn_mlp_naming;
/* Where initial weights come from. Biases follow their layer's weight in the stream where they are
 * drawn. */
typedef enum nn_init {
    NN_INIT_DEFAULT = 0,     /* PyTorch's nn.Linear after torch.manual_seed(seed): same bits, weight
                                then bias, layer by layer */
    NN_INIT_HE,              /* U(-b, b), b = sqrt(6 / fan_in), biases 0; drawn from PyTorch's
                                generator (kaiming_uniform_, relu) */
    NN_INIT_HE_NORMAL,       /* N(0, 2 / fan_in), biases 0; kaiming_normal_ */
    NN_INIT_XAVIER,          /* U(-b, b), b = sqrt(6 / (fan_in + fan_out)), biases 0; xavier_uniform_ */
    NN_INIT_ZEROS,
    NN_INIT_PHILOX           /* PyTorch's default ranges drawn from our own stream (seed,
                                NN_STREAM_INIT, layer): a layer's weights do not depend on the
                                layers before it */
} nn_init;

/* One layer of a desc, where widths alone do not say enough. */
typedef struct nn_mlp_layer_desc {
    size_t width;               /* outputs, >= 1 */
    nn_act act;                 /* 0 = the desc's act; NN_ACT_IDENTITY = a bare layer */
    double dropout;             /* probability 0 <= p < 1 after the activation; 0 = the desc's
                                   dropout; negative = none */
} nn_mlp_layer_desc;

/* What to build. Only n_in and n_out are required: then it is one linear layer. */
typedef struct nn_mlp_desc {
    size_t n_in, n_out;         /* required, >= 1; token input: n_in = length * vocab */
    nn_mlp_arch arch;           /* 0 = the layers below */
    const size_t *hidden;       /* [n_hidden] widths of a plain backbone; read during create, not
                                   kept (so are the two below) */
    size_t n_hidden;
    const nn_mlp_layer_desc *backbone; size_t n_backbone;     /* instead of hidden: each layer for itself */
    /* hidden layers of the head; the logits' layer is added */
    const nn_mlp_layer_desc *head;     size_t n_head;
    nn_act act;                 /* 0 = ReLU */
    double slope;               /* leaky_relu's, not negative; 0 = 0.01 */
    double dropout;             /* 0 = none */
    nn_mlp_naming names;
    nn_init init;
    uint64_t seed;              /* 0 = 1: runs repeat unless asked otherwise; literal_seed takes 0
                                   as it is */
    int literal_seed;
    nn_torch_rng *torch_rng;    /* NULL, or the generator to draw from instead of a fresh
                                   manual_seed(seed); it moves on */
    nn_alloc alloc;             /* all zero = libc; copied into the model */
} nn_mlp_desc;

/* One layer of a model. */
typedef struct nn_mlp_layer {
    size_t n_in, n_out;
    float *weight, *bias;       /* [n_out, n_in], [n_out]: inside the model's params */
    size_t offset;              /* of weight in params, in floats; the bias follows the weight, the
                                   next layer the bias */
    nn_act act;                 /* NN_ACT_IDENTITY for a bare layer; never NN_ACT_DEFAULT */
    float  slope, dropout;
    int    is_head;
    int    frozen_weight, frozen_bias;   /* 1 = no gradient is wanted, no optimizer touches it */
    char   name[NN_MLP_NAME];   /* "layers.0.0": the parameters are name.weight and name.bias */
} nn_mlp_layer;

/* Plain, to look inside; change weights, flags, act, slope and dropout freely, the rest belongs to
 * the library. */
typedef struct nn_mlp {
    size_t n_in, n_out, n_layers, n_backbone;   /* layers [0, n_backbone) are the backbone, the
                                                   others the head */
    nn_mlp_layer *layers;       /* [n_layers] */
    float *params;              /* [n_params], all parameters, in order: weight 0, bias 0, weight 1,
                                   ... (parameters_to_vector) */
    size_t n_params, n_backbone_params;         /* params[0 .. n_backbone_params) are the backbone's */
    size_t max_width;           /* widest output of any layer */
    nn_mlp_naming names;
    nn_alloc alloc;
} nn_mlp;

/* nn_mlp_create: a new initialised model; nn_mlp_destroy frees it (NULL is fine).
 * NN_E_ARG (a width of 0, dropout outside [0,1), an unknown enum value, tapered with n_in < 4),
 * NN_E_LIMIT, NN_E_NOMEM; on failure *m is untouched. */
NN_DEF nn_status nn_mlp_create(nn_mlp **m, const nn_mlp_desc *d, nn_error *err);
NN_DEF void      nn_mlp_destroy(nn_mlp *m);
/* nn_mlp_count: parameters the desc would have, without building it; 0 when the desc is invalid. */
NN_DEF size_t    nn_mlp_count(const nn_mlp_desc *d);
/* nn_mlp_init: new values for the layers [first, first + n) (n beyond the end is cut), as
 * nn_mlp_create would draw them if these were all. */
NN_DEF nn_status nn_mlp_init(nn_mlp *m, size_t first, size_t n, nn_init kind, uint64_t seed, nn_error *err);
/* nn_mlp_copy: a new model with the same layers, weights and flags. nn_mlp_copy_params: dst's
 * weights become src's;
 * NN_E_ARG when the shapes differ. */
NN_DEF nn_status nn_mlp_copy(nn_mlp **m, const nn_mlp *src, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_mlp_copy_params(nn_mlp *dst, const nn_mlp *src, nn_error *err);
/* nn_mlp_replace_head: cut the head off and put a new one on: hidden[n_hidden] widths (desc's rules
 * of names; the activation is the model's first one) and n_out
 * logits, drawn by `init` from seed (0 = 1). n_hidden 0 with hidden NULL: the old head's hidden
 * widths. The backbone keeps its bytes; pointers into the model's parameters change (params moves),
 * views from nn_mlp_state die. */
NN_DEF nn_status nn_mlp_replace_head(nn_mlp *m, size_t n_out, const size_t *hidden, size_t n_hidden,
                                     nn_init init, uint64_t seed, nn_error *err);
/* nn_mlp_summary: one line per layer ("layers.0.0  Linear 512 -> 512, relu  262656 parameters,
 * frozen") and totals, as text into
 * buf (cut to cap, always terminated when cap > 0); returns the length it has uncut. */
NN_DEF size_t    nn_mlp_summary(const nn_mlp *m, char *buf, size_t cap);

/* ==== [RUN] forward and backward ========================================= */
/* What goes in: either dense rows or token rows. Row i is x + i ldx, or tokens + i length, where
 * length * vocab = n_in and
 * position p with token t is input p vocab + t of a one-hot (gathered, never built; same bits as
 * the dense one-hot). Token t outside [0, vocab) is NN_E_ARG. */
typedef struct nn_mlp_input {
    const float   *x; size_t ldx;      /* [n, n_in]; ldx 0 = n_in */
    const int32_t *tokens;             /* [n, length] instead of x */
    size_t length, vocab;
} nn_mlp_input;
NN_DEF nn_mlp_input nn_mlp_dense (const float *x, size_t ldx);
NN_DEF nn_mlp_input nn_mlp_tokens(const int32_t *tokens, size_t length, size_t vocab);

/* A workspace holds what forward computes and backward needs, for up to `rows` rows. One per
 * thread; sized beforehand, one block. */
enum {
    NN_WORK_BACKWARD = 1,   /* room for gradients; without it (and without the next two) only two
                               layers are kept at a time */
    NN_WORK_POST = 2,       /* keep every layer's output: nn_mlp_post */
    NN_WORK_PRE = 4,        /* keep every layer's pre-activation, also where backward can do
                               without: nn_mlp_pre */
    NN_WORK_QAT = 8,        /* room for quantized copies of the weights (straight-through training) */
    NN_WORK_TOKENS = 16     /* room for the first layer's weights transposed: token input is
                               gathered from there. nn_mlp_backward_update on token input needs it;
                               without it forward and backward gather from the weights as they are
                               (slower, same bits) */
};
typedef struct nn_mlp_work {
    size_t  rows;           /* capacity */
    unsigned flags;
    float **pre, **post;    /* [n_layers] of [rows, n_out] packed: before and after the activation;
                               pre[l] may equal post[l] (bare layers) or be NULL (not kept) */
    float **drop;           /* [n_layers] after dropout, the next layer's input; NULL where a layer
                               has none */
    unsigned char **mask;   /* [n_layers] of [rows, n_out]: 1 = kept by dropout */
    float *grad[2];         /* [rows, max_width] ping-pong gradients */
    float *dbias;           /* [max_width] */
    float *qparams;         /* [n_params] with NN_WORK_QAT */
    float *table;           /* [2][n_in, n_out] of layer 0 with NN_WORK_TOKENS */
    void  *scratch; size_t scratch_bytes;     /* for nn_gemm */
    void  *block;   size_t bytes;             /* everything above is inside */
    int    owned;           /* 0 = the block is the caller's */
    nn_alloc alloc;
} nn_mlp_work;
/* nn_mlp_workspace_bytes: exact bytes for a batch of `rows`; 0 = overflow. nn_mlp_workspace_make:
 * memory NULL = take it from alloc
 * (NULL = libc), else at least nn_mlp_workspace_bytes bytes aligned to 64, the caller's.
 * nn_mlp_workspace_free: zeroes *w. A workspace fits every model with the same layer shapes. */
NN_DEF size_t    nn_mlp_workspace_bytes(const nn_mlp *m, size_t rows, unsigned flags);
NN_DEF nn_status nn_mlp_workspace_make(nn_mlp_work *w, const nn_mlp *m, size_t rows, unsigned flags,
                                       void *memory, const nn_alloc *alloc, nn_error *err);
NN_DEF void      nn_mlp_workspace_free(nn_mlp_work *w);
/* nn_mlp_pre / nn_mlp_post: layer l's values of the last forward, [n, n_out(l)] packed; NULL when
 * they were not kept. */
NN_DEF const float *nn_mlp_pre (const nn_mlp_work *w, size_t l);
NN_DEF const float *nn_mlp_post(const nn_mlp_work *w, size_t l);

typedef struct nn_mlp_run {          /* how to run; NULL = inference, one thread's worth of defaults */
    int      train;                  /* 1 = dropout drops */
    uint64_t seed, step;             /* dropout masks: stream (seed, NN_STREAM_DROPOUT, step *
                                        layers + layer) */
    int      threads;                /* 0 = all, where a product is large enough to gain */
    const float *params;             /* NULL = the model's own; else [n_params], run with these
                                        instead (quantized copies) */
} nn_mlp_run;
/* nn_mlp_forward: logits of n rows, n <= w->rows, into w; *out (may be NULL) points at them, [n,
 * n_out] packed, valid until the next call.
 * Row i has the same bits in every batch. No allocation. NN_E_ARG for n too large, a token out of
 * range, an input that does not fit. */
NN_DEF nn_status nn_mlp_forward(const nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n,
                                const nn_mlp_run *run, const float **out, nn_error *err);
/* nn_mlp_backward: after nn_mlp_forward on the same input, workspace and run, with dout [n, n_out]
 * = dL/dlogits:
 *   grads [n_params] +=  dL/dparams, layout of m->params; frozen tensors and everything below the
 *                        lowest trained layer are left alone; NULL = not wanted
 *   dx  [n, n_in]  overwritten with dL/dinput (dense input, or the gradient of the one-hot); NULL =
 *         not wanted
 * forward: z = x W^T + b, y = act(z)   so: dz = dy act'(z), dW += dz^T x, db += sum dz, dx = dz W.
 *                                      The workspace needs NN_WORK_BACKWARD. */
NN_DEF nn_status nn_mlp_backward(const nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n,
                                 const nn_mlp_run *run, const float *dout, float *grads, float *dx,
                                 nn_error *err);
/* nn_mlp_backward_update: the same, but every weight-gradient tile goes straight to the optimizer:
 * u[2 l] moves layer l's weight,
 * u[2 l + 1] its bias (NULL = left alone, as frozen tensors are); moments m1, m2 [n_params] in the
 * layout of m->params (NULL where the optimizer has none). Same bits as nn_mlp_backward into zeroed
 * grads followed by nn_update_apply. */
NN_DEF nn_status nn_mlp_backward_update(nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n,
                                        const nn_mlp_run *run, const float *dout,
                                        const nn_update *const *u, float *m1, float *m2, float *dx,
                                        nn_error *err);
/* nn_mlp_predict: inference on any number of rows in chunks (memory bounded), out [n, n_out]
 * overwritten. threads 0 = all. Allocates
 * one workspace from the model's hooks. */
NN_DEF nn_status nn_mlp_predict(const nn_mlp *m, float *out, nn_mlp_input in, size_t n, int threads,
                                nn_error *err);

/* A packed model: a read-only copy of the weights, laid out for answering a few rows at a time:
 * panels of 128 outputs, input by input, so that
 * outputs are the lanes and nothing is turned or copied per call. One row costs one pass over the
 * weights. Same bits as nn_mlp_predict. Later changes of the model are not seen: pack again. Safe
 * to use from many threads at once. */
typedef struct nn_mlp_packed_layer {
    size_t n_in, n_out, width;  /* width: n_out rounded up to 16, the rest is 0 */
    float *weight, *bias;       /* panel after panel of [n_in][128] (the last one narrower); [width] */
    nn_act act;
    float  slope;
} nn_mlp_packed_layer;
typedef struct nn_mlp_packed {
    size_t n_in, n_out, n_layers, max_width;
    nn_mlp_packed_layer *layers;
    void  *block; size_t bytes; /* everything, this struct too */
    nn_alloc alloc;
} nn_mlp_packed;
/* nn_mlp_pack: a packed copy of m; memory from alloc (NULL = the model's hooks). nn_mlp_packed_free
 * frees it (NULL is fine). NN_E_NOMEM. */
NN_DEF nn_status nn_mlp_pack(nn_mlp_packed **p, const nn_mlp *m, const nn_alloc *alloc, nn_error *err);
NN_DEF void      nn_mlp_packed_free(nn_mlp_packed *p);
/* nn_mlp_packed_predict: logits of n rows, out [n, n_out] overwritten, one thread; dense or token
 * rows as nn_mlp_predict. No allocation while
 * two rows of the widest layer fit into 32 KiB, else one block per call from the hooks. */
NN_DEF nn_status nn_mlp_packed_predict(const nn_mlp_packed *p, float *out, nn_mlp_input in,
                                       size_t n, nn_error *err);
/* nn_mlp_forward_f64: the model in double with the parameters params [n_params] (NULL = its own), a
 * plain reference: out [n, n_out], x [n, n_in].
 * kinks (may be NULL) receives a hash of the signs of all inputs of relu and leaky_relu: equal
 * hashes, same linear piece. */
NN_DEF nn_status nn_mlp_forward_f64(const nn_mlp *m, const double *params, double *out,
                                    const double *x, size_t n, uint64_t *kinks, nn_error *err);

/* ==== [STATE] named parameters, state dictionaries, freezing, heads ====== */
/* Patterns select names everywhere in this header: `*` any run of characters, `?` one, several
 * separated by commas, a leading `!` takes
 * back ("layers.*", "*.bias", "*,!head.*"). NULL = everything. nn_name_match: 1 when the name is
 * selected. */
NN_DEF int nn_name_match(const char *pattern, const char *name);
/* nn_mlp_param: tensor 2l is layer l's weight, 2l+1 its bias: its name into buf [NN_MLP_NAME + 8]
 * and a view into the model. i < 2 n_layers. */
NN_DEF nn_tensor nn_mlp_param(const nn_mlp *m, size_t i, char *buf);
/* nn_mlp_backbone_pattern: selects the backbone's names of this model ("layers.*", "backbone.*";
 * NETWORK naming: a list). The text lives as
 * long as buf [cap]; NULL when it does not fit. */
NN_DEF const char *nn_mlp_backbone_pattern(const nn_mlp *m, char *buf, size_t cap);
/* nn_mlp_state: the parameters whose names match, in order, put into *d. copy 0: views into the
 * model (valid as long as it lives and
 * its head is not replaced); 1: copies. On failure *d holds nothing new. */
NN_DEF nn_status nn_mlp_state(const nn_mlp *m, nn_dict *d, const char *pattern, int copy, nn_error *err);

/* What became of a name. */
typedef enum nn_load_result {
    NN_LOAD_MATCHED = 0,
    NN_LOAD_MISSING,
    NN_LOAD_UNEXPECTED,
    NN_LOAD_RESHAPED
} nn_load_result;
/* missing: the model's name; else the dictionary's */
typedef struct nn_load_item { nn_load_result result; const char *name; } nn_load_item;
/* Zero it before its first use (arena.alloc may be set); every load starts it anew. */
typedef struct nn_load_report {
    size_t matched, missing, unexpected, reshaped;  /* reshaped: the name is there with another
                                                       shape, so it was NOT loaded */
    nn_load_item *items; size_t n_items;            /* names, in the model's order, then the
                                                       unexpected ones; in the arena */
    nn_arena arena;
} nn_load_report;
/* nn_load_report_free: releases the names; a zeroed report is fine. */
NN_DEF void nn_load_report_free(nn_load_report *r);
/* How to load; NULL or zero = every parameter by its name, not strict. */
typedef struct nn_load_desc {
    const char *pattern;        /* only the model's parameters that match; NULL = all */
    const char *const *rename;  /* [2 n_rename]: old, new, old, new: a dictionary name that starts
                                   with (or is) `old` is read as new + rest; the first that fits
                                   wins */
    size_t n_rename;
    int strict;                 /* 1 = anything missing, unexpected or reshaped fails, nothing is loaded */
    int by_order;               /* 1 = ignore names: the dictionary's matrices and vectors in order
                                   are the model's (fc1, fc2, ... of strangers) */
} nn_load_desc;
/* nn_mlp_load: values of d (any real dtype, converted to float) into the model. Zero matches is
 * NN_E_ARG, with what was looked for and
 * what is there; so is by_order on names that were sorted (fc1, fc10, fc2: safetensors sorts), whose
 * order says nothing of the layers'. d NULL desc = defaults. report may be NULL; it is filled (also on failure after
 * the comparison) and freed by nn_load_report_free. */
NN_DEF nn_status nn_mlp_load(nn_mlp *m, const nn_dict *d, const nn_load_desc *desc,
                             nn_load_report *report, nn_error *err);
/* nn_mlp_desc_from_state: what can be read off a state dictionary: n_in, n_out, widths of backbone
 * and head, naming. Activations are not in
 * it: desc->act is used (bare layers are recognised in NN_NAMES_ORIGINAL only). layers [cap]
 *   receives the layer descs that *desc points to. */
NN_DEF nn_status nn_mlp_desc_from_state(nn_mlp_desc *desc, nn_mlp_layer_desc *layers, size_t cap,
                                        const nn_dict *d, nn_error *err);
/* nn_mlp_freeze: sets the frozen flags of the parameters that match to `frozen` (0 or 1); returns
 * how many tensors matched. */
NN_DEF size_t nn_mlp_freeze(nn_mlp *m, const char *pattern, int frozen);
/* nn_mlp_rename: give the layers the names of another naming (before saving for the original's
 * programs). */
NN_DEF nn_status nn_mlp_rename(nn_mlp *m, nn_mlp_naming names, nn_error *err);
/* nn_mlp_backbone_bytes: the backbone's parameters as bytes, to hash before and after fine-tuning;
 * *n receives their number. */
NN_DEF const void *nn_mlp_backbone_bytes(const nn_mlp *m, size_t *n);

/* ==== [TASKVEC] arithmetic on weights ==================================== */
/* A task vector is tau = theta_ft - theta_pre (Ilharco et al., Editing Models with Task Arithmetic,
 * ICLR 2023), an nn_dict of NN_F64
 * tensors under the model's names. In double the difference of two floats loses nothing that
 * matters: nn_taskvec_make checks that (float)((double)pre + tau) is ft, bit for bit, for every
 *   weight. Every `out` below is a zeroed or empty nn_dict that receives new entries; on failure
 * it is left empty. Operands must have the same names (any order; the first one's order counts) and
 * shapes: NN_E_ARG names the first that differs. */
typedef struct nn_taskvec_info {
    size_t tensors, weights;
    size_t inexact;             /* weights where no double tau gives ft back: ft is below 2^-29
                                   |pre| (about 2 in 10^9 random weights), or is -0 */
    double worst;               /* largest |restored - ft| of those */
    double norm, max_abs;
} nn_taskvec_info;
/* nn_taskvec_make: over the names of pre that match pattern (NULL = all; usually the backbone's).
 * NN_E_ARG: a name is missing in ft, shapes differ,
 * nothing matches; NN_E_NONFINITE: a value is NaN or Inf. info may be NULL; info->inexact == 0 is
 * the promise of exactness. */
NN_DEF nn_status nn_taskvec_make(nn_dict *out, const nn_dict *pre, const nn_dict *ft,
                                 const char *pattern, nn_taskvec_info *info, nn_error *err);
/* nn_taskvec_apply: out = (float)((double)pre + coefficient * tau), NN_F32, every name of pre;
 * names without a tau are copied.
 * Coefficient 1 gives ft's bits, 0 gives pre's. */
NN_DEF nn_status nn_taskvec_apply(nn_dict *out, const nn_dict *pre, const nn_dict *tau,
                                  double coefficient, nn_error *err);
/* nn_taskvec_sum: out = sum_i weight[i] tau[i] (weights NULL = 1 each; negation: one tau with
 * weight -1; subtract: 1, -1), in order of i. */
NN_DEF nn_status nn_taskvec_sum(nn_dict *out, const nn_dict *const *tau, const double *weight,
                                size_t n, nn_error *err);
typedef enum nn_taskvec_op {
    NN_TASKVEC_ADD = 0,
    NN_TASKVEC_SUBTRACT,
    NN_TASKVEC_MULTIPLY,
    NN_TASKVEC_DIVIDE
} nn_taskvec_op;
/* nn_taskvec_binary: element by element. Divide: |divisor| < eps (0 = 1e-8) gives 0 there, and
 * *zeroed (may be NULL) counts them. */
NN_DEF nn_status nn_taskvec_binary(nn_dict *out, const nn_dict *a, const nn_dict *b,
                                   nn_taskvec_op op, double eps, size_t *zeroed, nn_error *err);
/* nn_taskvec_interpolate: out = (1 - t) a + t b; exact at t = 0 and t = 1. Works on models (any
 * real dtype in, NN_F64 out) and task vectors. */
NN_DEF nn_status nn_taskvec_interpolate(nn_dict *out, const nn_dict *a, const nn_dict *b, double t,
                                        nn_error *err);
/* nn_taskvec_analogy: out = c + scale (b - a): a is to b as c is to out. */
NN_DEF nn_status nn_taskvec_analogy(nn_dict *out, const nn_dict *a, const nn_dict *b,
                                    const nn_dict *c, double scale, nn_error *err);
/* nn_taskvec_ties (Yadav et al., NeurIPS 2023): per task vector keep the `keep` (0 < keep <= 1; 0 =
 * 0.2) share of weights with the largest |tau| over all tensors
 * together (ties: the earlier weight), elect each weight's sign by the larger total mass (0 mass:
 *   +), out = lambda (0 = 1) times the mean of the kept entries
 * of that sign. */
NN_DEF nn_status nn_taskvec_ties(nn_dict *out, const nn_dict *const *tau, size_t n, double keep,
                                 double lambda, nn_error *err);
/* nn_taskvec_dare (Yu et al., ICML 2024): drop each weight with probability `drop` (0 <= drop < 1),
 * divide the others by 1 - drop;
 * stream (seed, NN_STREAM_TASKVEC, index of the tensor). */
NN_DEF nn_status nn_taskvec_dare(nn_dict *out, const nn_dict *tau, double drop, uint64_t seed,
                                 nn_error *err);
/* nn_taskvec_cosine: out [n,n]: cosines between task vectors over all their weights; a zero vector
 * has cosine 0 with all others, 1 with itself. */
NN_DEF nn_status nn_taskvec_cosine(double *out, const nn_dict *const *tau, size_t n, nn_error *err);
/* nn_taskvec_conflict: share (0..1) of the weights where some task vectors are positive and others
 * negative, among those where at least
 * two are not 0. out may also be asked per tensor: per [count of tau[0]] or NULL. */
NN_DEF nn_status nn_taskvec_conflict(double *share, double *per, const nn_dict *const *tau,
                                     size_t n, nn_error *err);
/* nn_taskvec_norms: out [tau->count], Euclidean norm of each tensor in the dict's order; returns
 * the norm of all together. */
NN_DEF double nn_taskvec_norms(double *out, const nn_dict *tau);
/* nn_dict_distance: Euclidean distance between two dictionaries over the common names that match,
 * relative to a's norm: tells whether two
 * checkpoints share an initialisation. NaN when nothing is common. */
NN_DEF double nn_dict_distance(const nn_dict *a, const nn_dict *b, const char *pattern);

/* ==== [QUANTIZE] quantized models ======================================== */
/* How a model's parameters are made narrow. Zero = nothing is done. */
typedef struct nn_mlp_quant {
    nn_quant_desc how;          /* kind, per tensor or per channel (output unit), ...: nn_tensor.h
                                   [QUANT] */
    const char *pattern;        /* parameters that are quantized; NULL = "*.weight": biases stay float */
    nn_dtype precision;         /* NN_F16, NN_BF16: every parameter is rounded to that width first;
                                   0 or NN_F32 = not */
} nn_mlp_quant;
/* nn_mlp_quantize: every parameter becomes the float value of its quantized self, in place.
 * NN_E_NONFINITE names the parameter; then the model is untouched. */
NN_DEF nn_status nn_mlp_quantize(nn_mlp *m, const nn_mlp_quant *q, nn_error *err);
/* nn_mlp_quantize_into: the same into params [n_params], layout of m->params, the model untouched;
 * no allocation. May be m->params itself; on failure
 * params is then partly written. */
NN_DEF nn_status nn_mlp_quantize_into(float *params, const nn_mlp *m, const nn_mlp_quant *q, nn_error *err);
/* nn_mlp_quant_state: what is stored: for each quantized parameter NAME the entries NAME.packed
 * (u8), NAME.scale (f32) and NAME.shape (i64); the others
 * under NAME as f32. nn_mlp_quant_load: the reverse, into a model of that shape (kind: as it was
 * stored). */
NN_DEF nn_status nn_mlp_quant_state(const nn_mlp *m, nn_dict *d, const nn_mlp_quant *q, nn_error *err);
NN_DEF nn_status nn_mlp_quant_load(nn_mlp *m, const nn_dict *d, nn_quant_kind kind, nn_error *err);
/* nn_mlp_quant_bytes: bytes of the parameters when stored so (packed codes, scales, floats). */
NN_DEF size_t nn_mlp_quant_bytes(const nn_mlp *m, const nn_mlp_quant *q);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_MLP_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_MLP_IMPLEMENTED)
#define NN_MLP_IMPLEMENTED
#include "nn_tensor.h"   /* again: after a plain include, this implements what we stand on */
NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [MODEL] ------------------------------------------------------------ */

/* The i-th layer that a desc describes, defaults resolved. */
NNI_FN size_t nni_mlp_depth(const nn_mlp_desc *d, size_t *backbone)
{
    size_t nb = d->arch == NN_ARCH_UNIFORM ? 10 :
                d->arch == NN_ARCH_TAPERED ? 11 :
                d->backbone                ? d->n_backbone :
                                             d->n_hidden;
    size_t nh = d->n_head ? d->n_head : d->arch == NN_ARCH_DEFAULT ? 0 : 1;
    *backbone = nb;
    return nb + nh + 1;
}
NNI_FN void nni_mlp_layer_at(const nn_mlp_desc *d, size_t i, nn_mlp_layer_desc *out)
{
    size_t nb, n = nni_mlp_depth(d, &nb), D = d->n_in;
    nn_mlp_layer_desc r = NN_ZERO;
    if (i + 1 == n) { r.width = d->n_out; r.act = NN_ACT_IDENTITY; r.dropout = -1; }
    else if (i >= nb) {
        if (d->n_head) r = d->head[i - nb];
        else r.width = d->arch == NN_ARCH_UNIFORM ? D / 2 : D / 4;
    }
    else if (d->arch == NN_ARCH_UNIFORM) r.width = D;
    else if (d->arch == NN_ARCH_TAPERED) {
        r.width = i < 5 ? D : D / 2;
        if (i == 5) {
            r.act = NN_ACT_IDENTITY;
            r.dropout = -1;
        }
    } else if (d->backbone) r = d->backbone[i];
    else r.width = d->hidden[i];
    if (r.act == NN_ACT_DEFAULT) r.act = d->act ? d->act : NN_ACT_RELU;
    if (r.dropout < 0) r.dropout = 0;
    else if (r.dropout == 0) r.dropout = d->dropout;
    *out = r;
}
NNI_FN nn_status nni_mlp_check(const nn_mlp_desc *d, size_t *depth, size_t *backbone,
                               size_t *params, nn_error *err)
{
    size_t i, n, nb, in = d->n_in, total = 0, w;
    if (d->n_in == 0 || d->n_out == 0)
        return nn_error_set(err, NN_E_ARG,
                        "nn_mlp_create: n_in and n_out must be at least 1, got %zu and %zu",
                        d->n_in, d->n_out);
    if ((int)d->arch < 0 || d->arch > NN_ARCH_TAPERED || (int)d->names < 0 ||
        d->names > NN_NAMES_ORIGINAL || (int)d->init < 0 || d->init > NN_INIT_PHILOX)
        return nn_error_set(err, NN_E_ARG, "nn_mlp_create: unknown arch %d, names %d or init %d",
                        (int)d->arch, (int)d->names, (int)d->init);
    if ((d->arch != NN_ARCH_DEFAULT) + (d->n_hidden > 0) + (d->n_backbone > 0) > 1)
        return nn_error_set(
            err, NN_E_ARG,
            "nn_mlp_create: the backbone is given by one of arch, hidden, backbone, got more");
    if ((d->n_hidden && !d->hidden) || (d->n_backbone && !d->backbone) || (d->n_head && !d->head))
        return nn_error_set(err, NN_E_ARG, "nn_mlp_create: a layer count without its layers");
    if (!(d->slope >= 0 && d->slope <= 1e30))           /* backward reads the branch off the output's sign */
        return nn_error_set(err, NN_E_ARG, "nn_mlp_create: slope must be in [0, 1e30], got %g", d->slope);
    if (d->n_hidden > NN_MLP_MAX_LAYERS || d->n_backbone > NN_MLP_MAX_LAYERS ||
        d->n_head > NN_MLP_MAX_LAYERS - 1)
        return nn_error_set(err, NN_E_LIMIT, "nn_mlp_create: expected at most %d layers", NN_MLP_MAX_LAYERS);
    n = nni_mlp_depth(d, &nb);
    if (n > NN_MLP_MAX_LAYERS)
        return nn_error_set(err, NN_E_LIMIT, "nn_mlp_create: expected at most %d layers, got %zu",
                        NN_MLP_MAX_LAYERS, n);
    for (i = 0; i < n; i++) {
        nn_mlp_layer_desc l;
        nni_mlp_layer_at(d, i, &l);
        if (l.width == 0)
            return nn_error_set(err, NN_E_ARG, "nn_mlp_create: layer %zu has width 0 (n_in %zu)", i,
                            d->n_in);
        if ((int)l.act < 0 || l.act > NN_ACT_IDENTITY)
            return nn_error_set(err, NN_E_ARG, "nn_mlp_create: layer %zu: unknown activation %d", i,
                            (int)l.act);
        if (!(l.dropout >= 0 && l.dropout < 1))
            return nn_error_set(err, NN_E_ARG,
                            "nn_mlp_create: layer %zu: dropout must be in [0, 1), got %g", i,
                            l.dropout);
        if (!nn_size_mul(in, l.width, &w) || !nn_size_add(w, l.width, &w) || !nn_size_add(total, w, &total) ||
            total > (size_t)PTRDIFF_MAX / sizeof(float))
            return nn_error_set(err, NN_E_NOMEM, "nn_mlp_create: the number of parameters overflows");
        in = l.width;
    }
    *depth = n;
    *backbone = nb;
    *params = total;
    return NN_OK;
}
NN_DEF size_t nn_mlp_count(const nn_mlp_desc *d)
{
    size_t n, nb, params;
    return nni_mlp_check(d, &n, &nb, &params, NULL) == NN_OK ? params : 0;
}

/* Names, offsets and pointers that follow from the layers' shapes and activations. */
NNI_FN void nni_mlp_relink(nn_mlp *m)
{
    size_t l, at = 0, seq = 0, part = 0, head = 0;
    int transition = 0;                  /* ORIGINAL: 1 once the first bare layer of the backbone
                                            has passed */
    m->max_width = 0;
    m->n_backbone_params = 0;
    for (l = 0; l < m->n_layers; l++) {
        nn_mlp_layer *y = &m->layers[l];
        /* a Linear and its activation are two modules of a Sequential */
        size_t step = y->act == NN_ACT_IDENTITY ? 1u : 2u;
        y->offset = at;
        y->weight = m->params + at;
        y->bias = y->weight + y->n_in * y->n_out;
        at += y->n_in * y->n_out + y->n_out;
        y->is_head = l >= m->n_backbone;
        if (!y->is_head) m->n_backbone_params = at;
        if (y->n_out > m->max_width) m->max_width = y->n_out;
        if (m->names == NN_NAMES_NETWORK) (void)snprintf(y->name, sizeof y->name, "network.%zu", seq);
        else if (y->is_head)
            (void)snprintf(y->name, sizeof y->name,
                           m->names == NN_NAMES_ORIGINAL ? "head.head.%zu" : "head.%zu", head);
        else if (m->names == NN_NAMES_DEFAULT) (void)snprintf(y->name, sizeof y->name, "layers.%zu.0", l);
        else if (step == 1 && !transition) {
            transition = 1;
            part = 0;
            (void)snprintf(y->name, sizeof y->name, "backbone.transition");
        } else {
            (void)snprintf(y->name, sizeof y->name, "backbone.block%d.block.%zu", transition + 1,
                           part);
            part += step;
        }
        seq += step;
        if (y->is_head) head += step;
    }
    m->n_params = at;
}
/* n draws from [-b, b) */
NNI_FN NNI_COLD void nni_philox_uniform(float *out, size_t n, nn_rng *r, float b)
{
    size_t i;
    for (i = 0; i < n; i++) out[i] = fmaf(nn_rng_f32(r), b - -b, -b);
}

/* Draws of one layer. U(-b, b) is fma(u, 2b, -b) with u of 24 bits, as PyTorch's FMA builds round it. */
NNI_FN void nni_init_layer(nn_mlp_layer *y, size_t l, nn_init kind, uint64_t seed, nn_torch_rng *g)
{
    size_t nw = y->n_in * y->n_out;
    double fan = nni_sqrt((double)y->n_in), b, bb;
    switch (kind) {
    case NN_INIT_DEFAULT:
    case NN_INIT_PHILOX:
        /* kaiming_uniform_(a = sqrt 5), evaluated as PyTorch does */
        b = nni_sqrt(3.0) * (nni_sqrt(2.0 / (1.0 + nni_sqrt(5.0) * nni_sqrt(5.0))) / fan);
        bb = 1.0 / fan;
        if (kind == NN_INIT_DEFAULT) {
            nn_torch_uniform(g, y->weight, nw, (float)-b, (float)b);
            nn_torch_uniform(g, y->bias, y->n_out, (float)-bb, (float)bb);
        } else {
            nn_rng r = nn_rng_make(seed, NN_STREAM_INIT, l);
            nni_philox_uniform(y->weight, nw, &r, (float)b);
            nni_philox_uniform(y->bias, y->n_out, &r, (float)bb);
        }
        return;
    case NN_INIT_HE:
        b = nni_sqrt(3.0) * (nni_sqrt(2.0) / fan);
        nn_torch_uniform(g, y->weight, nw, (float)-b, (float)b);
        break;
    case NN_INIT_HE_NORMAL:
        nn_torch_normal(g, y->weight, nw, 0.0f, (float)(nni_sqrt(2.0) / fan));
        break;
    case NN_INIT_XAVIER:
        b = nni_sqrt(3.0) * nni_sqrt(2.0 / (double)(y->n_in + y->n_out));
        nn_torch_uniform(g, y->weight, nw, (float)-b, (float)b);
        break;
    case NN_INIT_ZEROS:
        memset(y->weight, 0, nw * sizeof(float));
        break;
    }
    memset(y->bias, 0, y->n_out * sizeof(float));
}
NN_DEF nn_status nn_mlp_init(nn_mlp *m, size_t first, size_t n, nn_init kind, uint64_t seed, nn_error *err)
{
    size_t l;
    nn_torch_rng *g;
    if ((int)kind < 0 || kind > NN_INIT_PHILOX)
        return nn_error_set(err, NN_E_ARG, "nn_mlp_init: unknown kind %d", (int)kind);
    g = (nn_torch_rng *)nn_mem_alloc(sizeof *g, &m->alloc);
    if (!g) return nn_error_set(err, NN_E_NOMEM, "nn_mlp_init: out of memory");
    nn_torch_seed(g, seed);
    for (l = first; l < m->n_layers && l - first < n; l++) nni_init_layer(&m->layers[l], l, kind, seed, g);
    nn_mem_free(g, sizeof *g, &m->alloc);
    return NN_OK;
}

/* Memory for n_layers and n_params, linked by the caller. */
NNI_FN nn_mlp *nni_mlp_new(size_t n_layers, size_t n_params, const nn_alloc *a)
{
    nn_mlp *m = (nn_mlp *)nni_new(1, sizeof *m, a);
    if (!m) return NULL;
    m->layers = (nn_mlp_layer *)nni_new(n_layers, sizeof *m->layers, a);
    m->params = (float *)nni_new(n_params, sizeof(float), a);
    m->n_layers = n_layers;
    m->n_params = n_params;
    if (a) m->alloc = *a;
    if (!m->layers || !m->params) { nn_mlp_destroy(m); return NULL; }
    return m;
}
NN_DEF void nn_mlp_destroy(nn_mlp *m)
{
    nn_alloc a;
    if (!m) return;
    a = m->alloc;
    nn_mem_free(m->layers, m->n_layers * sizeof *m->layers, &a);
    nn_mem_free(m->params, m->n_params * sizeof(float), &a);
    nn_mem_free(m, sizeof *m, &a);
}
NN_DEF nn_status nn_mlp_create(nn_mlp **out, const nn_mlp_desc *d, nn_error *err)
{
    size_t n = 0, nb = 0, params = 0, l, in = d->n_in;
    nn_mlp *m;
    nn_status s = nni_mlp_check(d, &n, &nb, &params, err);
    uint64_t seed = d->seed || d->literal_seed ? d->seed : 1;
    if (s != NN_OK) return s;
    m = nni_mlp_new(n, params, &d->alloc);
    if (!m) return nn_error_set(err, NN_E_NOMEM, "nn_mlp_create: out of memory for %zu parameters", params);
    m->n_in = d->n_in;
    m->n_out = d->n_out;
    m->n_backbone = nb;
    m->names = d->names;
    for (l = 0; l < n; l++) {
        nn_mlp_layer *y = &m->layers[l];
        nn_mlp_layer_desc x;
        nni_mlp_layer_at(d, l, &x);
        y->n_in = in;
        y->n_out = in = x.width;
        y->act = x.act;
        y->slope = d->slope == 0 ? 0.01f : (float)d->slope;
        y->dropout = (float)x.dropout;
    }
    nni_mlp_relink(m);
    if (d->torch_rng) for (l = 0; l < n; l++) nni_init_layer(&m->layers[l], l, d->init, seed, d->torch_rng);
    else s = nn_mlp_init(m, 0, n, d->init, seed, err);
    if (s != NN_OK) { nn_mlp_destroy(m); return s; }
    *out = m;
    return NN_OK;
}
NN_DEF nn_status nn_mlp_copy(nn_mlp **out, const nn_mlp *src, const nn_alloc *alloc, nn_error *err)
{
    nn_mlp *m = nni_mlp_new(src->n_layers, src->n_params, alloc ? alloc : &src->alloc);
    if (!m)
        return nn_error_set(err, NN_E_NOMEM, "nn_mlp_copy: out of memory for %zu parameters",
                        src->n_params);
    m->n_in = src->n_in;
    m->n_out = src->n_out;
    m->n_backbone = src->n_backbone;
    m->names = src->names;
    memcpy(m->layers, src->layers, src->n_layers * sizeof *m->layers);
    memcpy(m->params, src->params, src->n_params * sizeof(float));
    nni_mlp_relink(m);
    *out = m;
    return NN_OK;
}
NNI_FN int nni_mlp_same_shape(const nn_mlp *a, const nn_mlp *b)
{
    size_t l;
    if (a->n_layers != b->n_layers || a->n_in != b->n_in) return 0;
    for (l = 0; l < a->n_layers; l++) if (a->layers[l].n_out != b->layers[l].n_out) return 0;
    return 1;
}
NN_DEF nn_status nn_mlp_copy_params(nn_mlp *dst, const nn_mlp *src, nn_error *err)
{
    if (!nni_mlp_same_shape(dst, src))
        return nn_error_set(err, NN_E_ARG,
                        "nn_mlp_copy_params: the models differ: %zu layers with %zu parameters, "
                        "and %zu with %zu",
                        dst->n_layers, dst->n_params, src->n_layers, src->n_params);
    memmove(dst->params, src->params, src->n_params * sizeof(float));
    return NN_OK;
}
NN_DEF nn_status nn_mlp_replace_head(nn_mlp *m, size_t n_out, const size_t *hidden, size_t n_hidden,
                                     nn_init init, uint64_t seed, nn_error *err)
{
    size_t nb = m->n_backbone, keep = n_hidden || hidden ? 0 : m->n_layers - nb - 1,
           nh = keep ? keep : n_hidden, n, l, in, params, w;
    nn_mlp_layer *layers;
    float *block;
    nn_mlp old = *m;
    nn_act act = NN_ACT_RELU;                            /* the model's own, where it has one */
    nn_status s;
    for (l = 0; l < m->n_layers; l++)
        if (m->layers[l].act != NN_ACT_IDENTITY) { act = m->layers[l].act; break; }
    if (n_out == 0) return nn_error_set(err, NN_E_ARG, "nn_mlp_replace_head: n_out must be at least 1");
    if ((int)init < 0 || init > NN_INIT_PHILOX)
        return nn_error_set(err, NN_E_ARG, "nn_mlp_replace_head: unknown init %d", (int)init);
    if (nh > NN_MLP_MAX_LAYERS - 1 - nb)
        return nn_error_set(err, NN_E_LIMIT, "nn_mlp_replace_head: expected at most %d layers",
                        NN_MLP_MAX_LAYERS);
    n = nb + nh + 1;
    layers = (nn_mlp_layer *)nni_new(n, sizeof *layers, &m->alloc);
    if (!layers) return nn_error_set(err, NN_E_NOMEM, "nn_mlp_replace_head: out of memory for %zu layers", n);
    memcpy(layers, m->layers, nb * sizeof *layers);
    in = nb ? m->layers[nb - 1].n_out : m->n_in;
    params = m->n_backbone_params;
    for (l = nb; l < n; l++) {
        nn_mlp_layer *y = &layers[l];
        if (keep && l + 1 < n) *y = m->layers[l];
        else y->act = l + 1 < n ? act : NN_ACT_IDENTITY;
        y->frozen_weight = y->frozen_bias = 0;
        y->slope = m->layers[0].slope;
        y->n_in = in;
        y->n_out = in = l + 1 == n ? n_out : keep ? m->layers[l].n_out : hidden[l - nb];
        if (y->n_out == 0 || !nn_size_mul(y->n_in, y->n_out, &w) || !nn_size_add(w, y->n_out, &w) ||
            !nn_size_add(params, w, &params) || params > (size_t)PTRDIFF_MAX / sizeof(float)) {
            nn_mem_free(layers, n * sizeof *layers, &m->alloc);
            return nn_error_set(err, y->n_out ? NN_E_NOMEM : NN_E_ARG,
                            "nn_mlp_replace_head: hidden width %zu of the head is 0 or too large",
                            l - nb);
        }
    }
    block = (float *)nni_new(params, sizeof(float), &m->alloc);
    if (!block) {
        nn_mem_free(layers, n * sizeof *layers, &m->alloc);
        return nn_error_set(err, NN_E_NOMEM, "nn_mlp_replace_head: out of memory for %zu parameters",
                        params);
    }
    if (old.n_backbone_params) memcpy(block, old.params, old.n_backbone_params * sizeof(float));
    m->layers = layers;
    m->params = block;
    m->n_layers = n;
    m->n_params = params;
    m->n_out = n_out;
    nni_mlp_relink(m);
    s = nn_mlp_init(m, nb, n - nb, init, seed ? seed : 1, err);
    if (s != NN_OK) {
        nn_mem_free(layers, n * sizeof *layers, &m->alloc);
        nn_mem_free(block, params * sizeof(float), &m->alloc);
        *m = old;
        return s;
    }
    nn_mem_free(old.layers, old.n_layers * sizeof *layers, &m->alloc);
    nn_mem_free(old.params, old.n_params * sizeof(float), &m->alloc);
    return NN_OK;
}
/* Appends formatted text to buf at *len; counts what does not fit. */
NNI_FN void nni_say(char *buf, size_t cap, size_t *len, const char *fmt, ...) NN_PRINTF(4, 5);
NNI_FN void nni_say(char *buf, size_t cap, size_t *len, const char *fmt, ...)
{
    va_list ap;
    int n;
    va_start(ap, fmt);
    n = vsnprintf(*len < cap ? buf + *len : NULL, *len < cap ? cap - *len : 0, fmt, ap);
    va_end(ap);
    if (n > 0) *len += (size_t)n;
}
NN_DEF size_t nn_mlp_summary(const nn_mlp *m, char *buf, size_t cap)
{
    size_t l, len = 0, frozen = 0;
    if (cap) buf[0] = 0;
    for (l = 0; l < m->n_layers; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        size_t w = y->n_in * y->n_out;
        nni_say(buf, cap, &len, "%-28s Linear %zu -> %zu", y->name, y->n_in, y->n_out);
        if (y->act != NN_ACT_IDENTITY) nni_say(buf, cap, &len, ", %s", nn_act_name(y->act));
        if (y->dropout > 0) nni_say(buf, cap, &len, ", dropout %g", (double)y->dropout);
        nni_say(buf, cap, &len, "  %zu parameters%s\n", w + y->n_out,
                y->frozen_weight && y->frozen_bias ? ", frozen" :
                y->frozen_weight                   ? ", weight frozen" :
                y->frozen_bias                     ? ", bias frozen" :
                                                     "");
        frozen += (y->frozen_weight ? w : 0) + (y->frozen_bias ? y->n_out : 0);
    }
    nni_say(buf, cap, &len, "total %zu parameters, %zu trainable, backbone %zu, %zu bytes\n",
            m->n_params, m->n_params - frozen, m->n_backbone_params, m->n_params * sizeof(float));
    return len;
}


/* ---- [RUN] -------------------------------------------------------------- */

NN_DEF nn_mlp_input nn_mlp_dense(const float *x, size_t ldx)
{
    nn_mlp_input in = NN_ZERO;
    in.x = x;
    in.ldx = ldx;
    return in;
}
NN_DEF nn_mlp_input nn_mlp_tokens(const int32_t *tokens, size_t length, size_t vocab)
{
    nn_mlp_input in = NN_ZERO;
    in.tokens = tokens;
    in.length = length;
    in.vocab = vocab;
    return in;
}

/* One walk lays the workspace out: block NULL = only count. Every part starts at a multiple of 64
 * bytes. 0 = overflow. */
NNI_FN NNI_COLD void *nni_carve(unsigned char *block, size_t *at, int *ok, size_t count, size_t size)
{
    size_t bytes, start = *at;
    if (!nn_size_mul(count, size, &bytes) || !nn_size_add(bytes, 63, &bytes) ||
        !nn_size_add(start, bytes & ~(size_t)63, at) || *at > (size_t)PTRDIFF_MAX)
        *ok = 0;
    return block && *ok ? block + start : NULL;
}
NNI_FN size_t nni_mlp_scratch(const nn_mlp *m, size_t rows, unsigned flags)
{
    size_t l, most = 0;
    /* the three products of layer l, as forward and backward ask for them */
    for (l = 0; l < m->n_layers; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        nn_gemm_desc g = NN_ZERO;
        size_t need;
        g.m = rows;
        g.n = y->n_out;
        g.k = y->n_in;
        g.trans_b = 1;
        need = nn_gemm_scratch(&g);
        if (need > most) most = need;
        if (!(flags & NN_WORK_BACKWARD)) continue;
        g.m = rows;
        g.n = y->n_in;
        g.k = y->n_out;
        g.trans_b = 0;
        need = nn_gemm_scratch(&g);
        if (need > most) most = need;
        g.m = y->n_out;
        g.n = y->n_in;
        g.k = rows;
        g.trans_a = 1;
        need = nn_gemm_scratch(&g);
        if (need > most) most = need;
    }
    return most + most / 32;                 /* blocks are rounded: a smaller batch may want a
                                                little more than the full one */
}
NNI_FN size_t nni_mlp_layout(nn_mlp_work *w, const nn_mlp *m, size_t rows, unsigned flags,
                             unsigned char *block)
{
    size_t at = 0, l, wide = 0;
    int ok = 1, keep = (flags & (NN_WORK_BACKWARD | NN_WORK_POST | NN_WORK_PRE)) != 0;
    float *turn[2] = { NULL, NULL };
    w->pre  = (float **)nni_carve(block, &at, &ok, m->n_layers, sizeof *w->pre);
    w->post = (float **)nni_carve(block, &at, &ok, m->n_layers, sizeof *w->post);
    w->drop = (float **)nni_carve(block, &at, &ok, m->n_layers, sizeof *w->drop);
    w->mask = (unsigned char **)nni_carve(block, &at, &ok, m->n_layers, sizeof *w->mask);
    if (!nn_size_mul(rows, m->max_width, &wide)) ok = 0;
    if (!keep) {
        turn[0] = (float *)nni_carve(block, &at, &ok, wide, sizeof(float));
        if (m->n_layers > 1) turn[1] = (float *)nni_carve(block, &at, &ok, wide, sizeof(float));
    }
    for (l = 0; l < m->n_layers; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        size_t count = 0;
        float *pre = NULL, *post, *drop = NULL;
        unsigned char *mask = NULL;
        if (!nn_size_mul(rows, y->n_out, &count)) ok = 0;
        post = keep ? (float *)nni_carve(block, &at, &ok, count, sizeof(float)) : turn[l & 1];
        if (y->act == NN_ACT_IDENTITY) pre = keep ? post : NULL;
        else if ((flags & NN_WORK_PRE) || ((flags & NN_WORK_BACKWARD) && nn_act_needs_input(y->act)))
            pre = (float *)nni_carve(block, &at, &ok, count, sizeof(float));
        if (y->dropout > 0 && (flags & NN_WORK_BACKWARD)) {
            drop = (float *)nni_carve(block, &at, &ok, count, sizeof(float));
            mask = (unsigned char *)nni_carve(block, &at, &ok, count, 1);
        }
        if (block) { w->pre[l] = pre; w->post[l] = post; w->drop[l] = drop; w->mask[l] = mask; }
    }
    w->grad[0] = w->grad[1] = w->dbias = w->qparams = w->table = NULL;
    if (flags & NN_WORK_BACKWARD) {
        w->grad[0] = (float *)nni_carve(block, &at, &ok, wide, sizeof(float));
        w->grad[1] = (float *)nni_carve(block, &at, &ok, wide, sizeof(float));
        w->dbias = (float *)nni_carve(block, &at, &ok, m->max_width, sizeof(float));
    }
    if (flags & NN_WORK_QAT) w->qparams = (float *)nni_carve(block, &at, &ok, m->n_params, sizeof(float));
    if (flags & NN_WORK_TOKENS)
        w->table = (float *)nni_carve(block, &at, &ok, 2 * m->layers[0].n_in * m->layers[0].n_out,
                                      sizeof(float));
    w->scratch_bytes = nni_mlp_scratch(m, rows, flags);
    w->scratch = w->scratch_bytes ? nni_carve(block, &at, &ok, w->scratch_bytes, 1) : NULL;
    return ok ? at : 0;
}
NN_DEF size_t nn_mlp_workspace_bytes(const nn_mlp *m, size_t rows, unsigned flags)
{
    nn_mlp_work w;
    return rows ? nni_mlp_layout(&w, m, rows, flags, NULL) : 0;
}
NN_DEF nn_status nn_mlp_workspace_make(nn_mlp_work *out, const nn_mlp *m, size_t rows,
                                       unsigned flags, void *memory, const nn_alloc *alloc,
                                       nn_error *err)
{
    nn_mlp_work w = NN_ZERO;
    if (rows == 0) return nn_error_set(err, NN_E_ARG, "nn_mlp_workspace_make: rows must be at least 1");
    w.bytes = nn_mlp_workspace_bytes(m, rows, flags);
    if (w.bytes == 0)
        return nn_error_set(err, NN_E_NOMEM, "nn_mlp_workspace_make: size overflows for %zu rows",
                        rows);
    if (alloc) w.alloc = *alloc;
    w.rows = rows;
    w.flags = flags;
    w.owned = memory == NULL;
    w.block = memory ? memory : nn_mem_alloc(w.bytes, &w.alloc);
    if (!w.block)
        return nn_error_set(err, NN_E_NOMEM, "nn_mlp_workspace_make: out of memory, %zu bytes wanted",
                        w.bytes);
    (void)nni_mlp_layout(&w, m, rows, flags, (unsigned char *)w.block);
    *out = w;
    return NN_OK;
}
NN_DEF void nn_mlp_workspace_free(nn_mlp_work *w)
{
    nn_mlp_work zero = NN_ZERO;
    if (!w) return;
    if (w->owned) nn_mem_free(w->block, w->bytes, &w->alloc);
    *w = zero;
}
NN_DEF const float *nn_mlp_pre(const nn_mlp_work *w, size_t l)
{
    return w->flags & (NN_WORK_PRE | NN_WORK_BACKWARD) ? w->pre[l] : NULL;
}
NN_DEF const float *nn_mlp_post(const nn_mlp_work *w, size_t l)
{
    return w->flags & (NN_WORK_PRE | NN_WORK_POST | NN_WORK_BACKWARD) ? w->post[l] : NULL;
}

NNI_FN nn_status nni_mlp_check_input(const char *who, const nn_mlp *m, const nn_mlp_work *w,
                                     const nn_mlp_input *in, size_t n, nn_error *err)
{
    size_t i, width, count;
    if (w && n > w->rows)
        return nn_error_set(err, NN_E_ARG, "%s: %zu rows, the workspace holds %zu", who, n, w->rows);
    if (!in->tokens == !in->x)
        return nn_error_set(err, NN_E_ARG, "%s: expected dense rows or token rows, got %s", who,
                        in->x ? "both" : "neither");
    if (in->x) {
        if (in->ldx && in->ldx < m->n_in)
            return nn_error_set(err, NN_E_ARG, "%s: rows are %zu floats apart, the model reads %zu",
                            who, in->ldx, m->n_in);
        return NN_OK;
    }
    if (!nn_size_mul(in->length, in->vocab, &width) || width != m->n_in || !nn_size_mul(n, in->length, &count))
        return nn_error_set(err, NN_E_ARG, "%s: length %zu x vocab %zu must be the model's n_in %zu",
                        who, in->length, in->vocab, m->n_in);
    for (i = 0; i < count; i++)
        if (in->tokens[i] < 0 || (size_t)in->tokens[i] >= in->vocab)
            return nn_error_set(err, NN_E_ARG,
                            "%s: row %zu, position %zu: token %ld is outside [0, %zu)", who,
                            i / in->length, i % in->length, (long)in->tokens[i], in->vocab);
    return NN_OK;
}

/* First layer on tokens: z[i][j] = sum_p W[j][p vocab + token(i,p)] + b[j]: the one-hot's chain
 * with its exact zeros left out. */
NNI_FN void nni_tokens_forward(float *z, const nn_mlp_input *in, size_t n, const float *weight,
                               const float *bias, size_t n_in, size_t n_out, float *table)
{
    size_t i, j, p;
    if (table)
        for (j = 0; j < n_out; j++)
            for (p = 0; p < n_in; p++) table[p * n_out + j] = weight[j * n_in + p];
    if (table) nni_gather_for(nni_isa())(z, table, in->tokens, bias, n, in->length, in->vocab, n_out);
    else for (i = 0; i < n; i++) {
        const int32_t *t = in->tokens + i * in->length;
        for (j = 0; j < n_out; j++) {
            float acc = 0.0f;
            for (p = 0; p < in->length; p++) acc = acc + weight[j * n_in + p * in->vocab + (size_t)t[p]];
            z[i * n_out + j] = acc + bias[j];
        }
    }
}
/* dW[j][p vocab + token] += dz[i][j], rows ascending. With a table the sums are made transposed, in
 * table [n_in, n_out]. */
NNI_FN void nni_tokens_backward(float *dw, const nn_mlp_input *in, size_t n, const float *dz,
                                size_t n_in, size_t n_out, float *table, int accumulate)
{
    size_t i, j, p;
    if (table) {
        memset(table, 0, n_in * n_out * sizeof(float));
        nni_scatter_for(nni_isa())(table, in->tokens, dz, n, in->length, in->vocab, n_out);
        if (accumulate)
            for (j = 0; j < n_out; j++)
                for (p = 0; p < n_in; p++)
                    dw[j * n_in + p] = dw[j * n_in + p] + table[p * n_out + j];
        else
            for (j = 0; j < n_out; j++)
                for (p = 0; p < n_in; p++) dw[j * n_in + p] = table[p * n_out + j];
        return;
    }
    if (!accumulate) memset(dw, 0, n_in * n_out * sizeof(float));
    for (i = 0; i < n; i++) for (p = 0; p < in->length; p++) {
        size_t k = p * in->vocab + (size_t)in->tokens[i * in->length + p];
        for (j = 0; j < n_out; j++) dw[j * n_in + k] = dw[j * n_in + k] + dz[i * n_out + j];
    }
}
/* Dropout of layer l: kept values are multiplied by 1 / (1 - p). One word of the stream per element. */
NNI_FN void nni_dropout(float *out, unsigned char *mask, const float *x, size_t count, float p,
                        uint64_t seed, uint64_t index)
{
    nn_rng r = nn_rng_make(seed, NN_STREAM_DROPOUT, index);
    float scale = 1.0f / (1.0f - p);
    size_t i;
    for (i = 0; i < count; i++) {
        mask[i] = (unsigned char)(nn_rng_f32(&r) >= p);
        out[i] = mask[i] ? x[i] * scale : 0.0f;
    }
}
NNI_FN void nni_mlp_lend(nn_gemm_desc *g, const nn_mlp_work *w)
{
    g->scratch = w->scratch;
    g->scratch_bytes = w->scratch_bytes;
    g->alloc = w->alloc;
}
NNI_FN nn_status nni_mlp_gemm(nn_gemm_desc *g, const nn_mlp_work *w, nn_error *err)
{
    nni_mlp_lend(g, w);
    return nn_gemm(g, err);
}
/* Does layer l drop in this run? */
NNI_FN int nni_drops(const nn_mlp *m, size_t l, const nn_mlp_run *run)
{
    return run && run->train && m->layers[l].dropout > 0;
}

NN_DEF nn_status nn_mlp_forward(const nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n,
                                const nn_mlp_run *run, const float **out, nn_error *err)
{
    size_t l;
    const float *params = run && run->params ? run->params : m->params, *x = in.x;
    size_t ldx = in.ldx ? in.ldx : m->n_in;
    nn_status s = nni_mlp_check_input("nn_mlp_forward", m, w, &in, n, err);
    if (s != NN_OK) return s;
    for (l = 0; l < m->n_layers; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        const float *weight = params + y->offset, *bias = weight + y->n_in * y->n_out;
        float *pre = y->act == NN_ACT_IDENTITY ? NULL : w->pre[l];
        if (l == 0 && in.tokens) {
            float *z = pre ? pre : w->post[0];
            nni_tokens_forward(z, &in, n, weight, bias, y->n_in, y->n_out, w->table);
            if (y->act != NN_ACT_IDENTITY) nn_act_forward(w->post[0], z, n * y->n_out, y->act, y->slope);
        } else {
            nn_gemm_desc g = NN_ZERO;
            g.m = n;
            g.n = y->n_out;
            g.k = y->n_in;
            g.a = x; g.lda = ldx;
            g.b = weight; g.trans_b = 1;
            g.c = w->post[l];
            g.bias = bias;
            g.act = y->act == NN_ACT_IDENTITY ? NN_ACT_DEFAULT : y->act;
            g.slope = y->slope;
            g.pre = pre;
            g.threads = run ? run->threads : 0;
            nni_mlp_lend(&g, w);
            s = nni_gemm_forward(&g, err);
            if (s != NN_OK) return s;
        }
        x = w->post[l];
        ldx = y->n_out;
        if (nni_drops(m, l, run)) {
            if (!w->drop[l])
                return nn_error_set(err, NN_E_ARG,
                                "nn_mlp_forward: dropout needs a workspace with NN_WORK_BACKWARD");
            nni_dropout(w->drop[l], w->mask[l], x, n * y->n_out, y->dropout, run->seed,
                        run->step * m->n_layers + l);
            x = w->drop[l];
        }
    }
    if (out) *out = x;
    return NN_OK;
}

/* Where weight gradients go: to memory (grads, overwritten or accumulated) or straight into the
 * optimizer (u). */
typedef struct nni_sink {
    float *grads; int accumulate;
    const nn_update *const *u;
    float *params, *m1, *m2;
} nni_sink;
NNI_FN int nni_sink_wants(const nni_sink *k, const nn_mlp *m, size_t l, int bias)
{
    const nn_mlp_layer *y = &m->layers[l];
    if (bias ? y->frozen_bias : y->frozen_weight) return 0;
    return k->grads ? 1 : k->u ? k->u[2 * l + (size_t)bias] != NULL : 0;
}
NNI_FN nn_status nni_mlp_back(const nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n,
                              const nn_mlp_run *run, const float *dout, const nni_sink *k,
                              float *dx, nn_error *err)
{
    size_t l, lowest, turn = 0;
    const float *params = run && run->params ? run->params : m->params, *dz = dout;
    nn_status s = nni_mlp_check_input("nn_mlp_backward", m, w, &in, n, err);
    if (s != NN_OK) return s;
    if (!(w->flags & NN_WORK_BACKWARD))
        return nn_error_set(err, NN_E_ARG,
                        "nn_mlp_backward: the workspace was made without NN_WORK_BACKWARD");
    if (in.tokens && k->u && !w->table && nni_sink_wants(k, m, 0, 0))
        return nn_error_set(
            err, NN_E_ARG,
            "nn_mlp_backward_update: token input needs a workspace with NN_WORK_TOKENS");
    if (n == 0) return NN_OK;
    lowest = m->n_layers;                     /* the lowest layer whose parameters are trained:
                                                 nothing below is computed */
    for (l = m->n_layers; l-- > 0;)
        if (nni_sink_wants(k, m, l, 0) || nni_sink_wants(k, m, l, 1)) lowest = l;
    if (dx) lowest = 0;
    for (l = m->n_layers; l-- > 0 && l >= lowest; ) {
        const nn_mlp_layer *y = &m->layers[l];
        const float *x = l == 0 ? in.x : nni_drops(m, l - 1, run) ? w->drop[l - 1] : w->post[l - 1];
        size_t ldx = l == 0 && in.ldx ? in.ldx : y->n_in, nw = y->n_in * y->n_out;
        const float *weight = params + y->offset;
        const float *next = NULL;
        nn_gemm_desc g = NN_ZERO;
        g.threads = run ? run->threads : 0;
        /* forward: z[i][o] = sum_c x[i][c] W[o][c]   so: dx[i][c] = sum_o dz[i][o] W[o][c], then
         * times act'(z) of the layer below.
         * First, because the optimizer may be about to move W. */
        if (l > 0 ? l > lowest : dx != NULL) {
            const nn_mlp_layer *b = l ? y - 1 : NULL;
            int drops = l && nni_drops(m, l - 1, run), bent = l && b->act != NN_ACT_IDENTITY;
            const float *saved =
                bent ? (nn_act_needs_input(b->act) ? w->pre[l - 1] : w->post[l - 1]) : NULL;
            float *to = l ? w->grad[turn] : dx;
            g.m = n;
            g.n = y->n_in;
            g.k = y->n_out;
            g.a = dz;
            g.b = weight;
            g.c = to;
            if (bent && !drops) { g.dact = b->act; g.saved = saved; g.slope = b->slope; }
            s = nni_mlp_gemm(&g, w, err);
            if (s != NN_OK) return s;
            if (drops) {
                float scale = 1.0f / (1.0f - b->dropout);
                size_t i, count = n * y->n_in;
                for (i = 0; i < count; i++) to[i] = w->mask[l - 1][i] ? to[i] * scale : 0.0f;
                if (bent) nn_act_backward(to, to, saved, count, b->act, b->slope);
            }
            next = to;
            turn ^= 1;
        }
        /* dW[o][c] = sum_i dz[i][o] x[i][c] */
        if (nni_sink_wants(k, m, l, 0)) {
            if (l == 0 && in.tokens) {
                float *to = k->grads ? k->grads + y->offset : w->table + nw;
                nni_tokens_backward(to, &in, n, dz, y->n_in, y->n_out, w->table, k->grads && k->accumulate);
                if (k->u)
                    nn_update_apply(k->u[2 * l], k->params + y->offset,
                                    k->m1 ? k->m1 + y->offset : NULL,
                                    k->m2 ? k->m2 + y->offset : NULL, to, nw);
            } else {
                nn_gemm_desc h = NN_ZERO;
                h.threads = g.threads;
                h.m = y->n_out;
                h.n = y->n_in;
                h.k = n;
                h.a = dz; h.trans_a = 1;
                h.b = x; h.ldb = ldx;
                if (k->grads) { h.c = k->grads + y->offset; h.beta = k->accumulate ? 1.0f : 0.0f; }
                else {
                    h.c = k->params + y->offset;
                    h.update = k->u[2 * l];
                    h.update_m = k->m1 ? k->m1 + y->offset : NULL;
                    h.update_v = k->m2 ? k->m2 + y->offset : NULL;
                }
                s = nni_mlp_gemm(&h, w, err);
                if (s != NN_OK) return s;
            }
        }
        /* db[o] = sum_i dz[i][o] */
        if (nni_sink_wants(k, m, l, 1)) {
            size_t at = y->offset + nw;
            if (k->grads) nn_colsum(k->grads + at, dz, n, y->n_out, y->n_out, k->accumulate);
            else {
                nn_colsum(w->dbias, dz, n, y->n_out, y->n_out, 0);
                nn_update_apply(k->u[2 * l + 1], k->params + at, k->m1 ? k->m1 + at : NULL,
                                k->m2 ? k->m2 + at : NULL, w->dbias, y->n_out);
            }
        }
        dz = next;
    }
    return NN_OK;
}
NN_DEF nn_status nn_mlp_backward(const nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n,
                                 const nn_mlp_run *run, const float *dout, float *grads, float *dx,
                                 nn_error *err)
{
    nni_sink k = NN_ZERO;
    k.grads = grads;
    k.accumulate = 1;
    return nni_mlp_back(m, w, in, n, run, dout, &k, dx, err);
}
NN_DEF nn_status nn_mlp_backward_update(nn_mlp *m, nn_mlp_work *w, nn_mlp_input in, size_t n,
                                        const nn_mlp_run *run, const float *dout,
                                        const nn_update *const *u, float *m1, float *m2, float *dx,
                                        nn_error *err)
{
    nni_sink k = NN_ZERO;
    k.u = u;
    k.params = m->params;
    k.m1 = m1;
    k.m2 = m2;
    return nni_mlp_back(m, w, in, n, run, dout, &k, dx, err);
}
/* ---- [RUN] small nets ----------------------------------------------------
 * A net whose layers all lie in the first caches loses its time to calls, checks and packing, not
 * to arithmetic. So here features are rows: layer l's values are [n_out][ld], the lanes of a vector
 * are rows of the batch, and each product is a handful of tiles on operands as they
 * stand. Forward: Z = W X, backward: dX = W^T dZ; the weight gradient is a chain over rows of the
 *   batch, so it reads the layer's input
 * row by row, which forward keeps beside. The same chains as nn_mlp_forward and nn_mlp_backward, so
 * the same bits. */
typedef struct nni_small {
    size_t rows, ld;              /* capacity; rows rounded up to whole pairs of vectors */
    float **pre, **post, **row;   /* per layer: [n_out][ld] before (NULL: not kept) and after the
                                     activation; [rows][n_out] after it */
    float **keep;                 /* where pre is kept: what act_keep leaves for act_kept */
    nni_act_keep_fn act_keep;     /* set by who trains: nni_act_keep_for(isa) */
    float *xt, *table;            /* input: [n_in][ld] of dense rows; [n_in][n_out] of layer 0 for tokens */
    float *turn, *d[2], *z;       /* [rows][widest]; gradients [widest][ld]; logits [n][n_out] of
                                     all rows asked for */
} nni_small;
#define NNI_SMALL_ROWS 64         /* inference goes on so many rows at a time */
/* Does it pay? Dropout goes the general way. */
NNI_FN int nni_small_fits(const nn_mlp *m, size_t rows, int train)
{
    size_t l, wide = 0;
    if (nni_isa() == NNI_ISA_REF || m->n_params > 32768 || m->n_in > 1024 || m->max_width > 64 ||
        rows > 256)
        return 0;
    for (l = 0; l < m->n_layers; l++) {
        wide += m->layers[l].n_out;
        if (train && m->layers[l].dropout > 0) return 0;
    }
    return rows * (wide + m->n_in) <= 131072;
}
/* Lays it out in block (NULL = only count). 0 = overflow. */
NNI_FN size_t nni_small_layout(nni_small **out, const nn_mlp *m, size_t rows, int train, int tokens,
                               unsigned char *block)
{
    const size_t nr = nni_tile_cols(nni_isa()), all = rows;
    size_t at = 0, l, ld;
    int ok = 1;
    nni_small t = NN_ZERO, *s = (nni_small *)nni_carve(block, &at, &ok, 1, sizeof *s);
    float *swap[2] = { NULL, NULL };
    if (!train && rows > NNI_SMALL_ROWS) rows = NNI_SMALL_ROWS;
    ld = (rows + nr - 1) / nr * nr;
    t.rows = rows;
    t.ld = ld;
    t.pre  = (float **)nni_carve(block, &at, &ok, m->n_layers, sizeof *t.pre);
    t.post = (float **)nni_carve(block, &at, &ok, m->n_layers, sizeof *t.post);
    t.row  = (float **)nni_carve(block, &at, &ok, m->n_layers, sizeof *t.row);
    t.keep = (float **)nni_carve(block, &at, &ok, m->n_layers, sizeof *t.keep);
    if (tokens) t.table = (float *)nni_carve(block, &at, &ok, m->n_in * m->layers[0].n_out, sizeof(float));
    else t.xt = (float *)nni_carve(block, &at, &ok, m->n_in * ld, sizeof(float));
    t.turn = (float *)nni_carve(block, &at, &ok, rows * m->max_width, sizeof(float));
    t.z = (float *)nni_carve(block, &at, &ok, all * m->n_out, sizeof(float));
    for (l = 0; l < 2; l++)
        *(train ? &t.d[l] : &swap[l]) =
            (float *)nni_carve(block, &at, &ok, m->max_width * ld, sizeof(float));
    for (l = 0; l < m->n_layers; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        float *pre = NULL, *keep = NULL, *post = swap[l & 1], *row = NULL;
        if (train) {
            post = (float *)nni_carve(block, &at, &ok, y->n_out * ld, sizeof(float));
            if (nn_act_needs_input(y->act)) {
                pre = (float *)nni_carve(block, &at, &ok, y->n_out * ld, sizeof(float));
                keep = (float *)nni_carve(block, &at, &ok, y->n_out * ld, sizeof(float));
            }
            if (l + 1 < m->n_layers)
                row = (float *)nni_carve(block, &at, &ok, rows * y->n_out, sizeof(float));
        }
        if (block) { t.pre[l] = pre; t.keep[l] = keep; t.post[l] = post; t.row[l] = row; }
    }
    if (block) { *s = t; *out = s; }
    return ok ? at : 0;
}
/* Layer l's activation over [n_out][ld], from z; dact: its derivative on d. In one go where the batch
 * is full. */
NNI_FN void nni_small_act(const nn_mlp *m, const nni_small *s, size_t l, const float *z, size_t lanes)
{
    const int isa = nni_isa();
    const nn_mlp_layer *y = &m->layers[l];
    const size_t end = y->n_out * s->ld, n = lanes == s->ld ? end : lanes,
                 step = lanes == s->ld ? end : s->ld;
    const int kept = s->keep[l] && nn_act_needs_input(y->act);
    float *post = s->post[l], *keep = s->keep[l];
    size_t i;
    for (i = 0; i < end; i += step)
        if (kept) s->act_keep(post + i, keep + i, z + i, n, y->act);
        else nni_act_forward_for(isa)(post + i, z + i, n, y->act, y->slope);
}
NNI_FN void nni_small_dact(const nn_mlp *m, const nni_small *s, size_t l, float *d, size_t lanes)
{
    const int isa = nni_isa();
    const nn_mlp_layer *y = &m->layers[l];
    const size_t end = y->n_out * s->ld, n = lanes == s->ld ? end : lanes,
                 step = lanes == s->ld ? end : s->ld;
    const int kept = s->keep[l] && nn_act_needs_input(y->act);
    float *pre = kept ? s->pre[l] : s->post[l], *keep = s->keep[l];
    size_t i;
    for (i = 0; i < end; i += step)
        if (kept) nni_act_kept_for(isa)(d + i, d + i, pre + i, keep + i, n, y->act);
        else nni_act_backward_for(isa)(d + i, d + i, pre + i, n, y->act, y->slope);
}
/* Does tensor i move: has it an optimizer, and is it not frozen? */
NNI_FN int nni_moves(const nn_mlp *m, const nn_update *const *u, size_t i)
{
    return u[i] && !(i & 1 ? m->layers[i / 2].frozen_bias : m->layers[i / 2].frozen_weight);
}
/* Logits [n][n_out] of n <= rows rows, into logits; the input was checked. */
NNI_FN void nni_small_forward(const nn_mlp *m, nni_small *s, const float *params,
                              const nn_mlp_input *in, size_t n, float *logits)
{
    const int isa = nni_isa();
    const size_t w = nni_tile_cols(isa) / 2, lanes = (n + w - 1) / w * w, ld = s->ld, last = m->n_layers - 1;
    const float *x = s->xt;
    size_t l;
    if (in->x) nni_flip_f32_for(isa)(s->xt, ld, in->x, in->ldx ? in->ldx : m->n_in, n, m->n_in);
    for (l = 0; l <= last; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        const float *weight = params + y->offset, *bias = weight + y->n_in * y->n_out;
        const int relu = y->act == NN_ACT_RELU;
        float *z = s->pre[l] && nn_act_needs_input(y->act) ? s->pre[l] : s->post[l];
        if (l == 0 && in->tokens) {
            nni_flip_f32_for(isa)(s->table, y->n_out, weight, y->n_in, y->n_out, y->n_in);
            nni_gather_for(isa)(s->turn, s->table, in->tokens, bias, n, in->length, in->vocab, y->n_out);
            nni_flip_f32_for(isa)(z, ld, s->turn, y->n_out, n, y->n_out);
            if (relu) nni_small_act(m, s, l, z, lanes);
        } else {
            nni_block_f32_for(isa)(y->n_out, lanes, y->n_in, weight, y->n_in, 0, x, ld, z, ld);
            nni_bias_for(isa)(z, ld, bias, y->n_out, lanes, relu);
        }
        if (!relu && y->act != NN_ACT_IDENTITY) nni_small_act(m, s, l, z, lanes);
        if (s->row[l]) nni_flip_f32_for(isa)(s->row[l], y->n_out, s->post[l], ld, y->n_out, n);
        x = s->post[l];
    }
    if (m->n_out == 1) memcpy(logits, x, n * sizeof *logits);
    else nni_flip_f32_for(isa)(logits, m->n_out, x, ld, m->n_out, n);
}
/* The same for any n, rows at a time. */
NNI_FN void nni_small_predict(const nn_mlp *m, nni_small *s, const float *params,
                              const nn_mlp_input *in, size_t n, float *logits)
{
    size_t at;
    for (at = 0; at < n; at += s->rows) {
        nn_mlp_input part = *in;
        if (in->x) part.x = in->x + at * (in->ldx ? in->ldx : m->n_in);
        else part.tokens = in->tokens + at * in->length;
        nni_small_forward(m, s, params, &part, n - at < s->rows ? n - at : s->rows, logits + at * m->n_out);
    }
}
/* Gradients of the tensors i with u[i] != NULL that are not frozen into grads [n_params]
 * (overwritten), from dout [n][n_out]. */
NNI_FN void nni_small_backward(const nn_mlp *m, nni_small *s, const float *params,
                               const nn_mlp_input *in, size_t n, const float *dout,
                               const nn_update *const *u, float *grads)
{
    const int isa = nni_isa();
    const size_t w = nni_tile_cols(isa) / 2, lanes = (n + w - 1) / w * w, ld = s->ld;
    size_t l, lowest = 0, turn = 0;
    float *d = s->d[1];
    while (lowest < m->n_layers && !nni_moves(m, u, 2 * lowest) && !nni_moves(m, u, 2 * lowest + 1))
        lowest++;
    if (m->n_out == 1) memcpy(d, dout, n * sizeof *d);
    else nni_flip_f32_for(isa)(d, ld, dout, m->n_out, n, m->n_out);
    for (l = m->n_layers; l-- > lowest; ) {
        const nn_mlp_layer *y = &m->layers[l];
        const size_t nw = y->n_in * y->n_out;
        const int weight = nni_moves(m, u, 2 * l), bias = nni_moves(m, u, 2 * l + 1);
        const float *x = l ? s->row[l - 1] : in->x, *rows = d;
        float *g = grads + y->offset;
        if ((bias || (weight && !x)) && y->n_out > 1) {
            nni_flip_f32_for(isa)(s->turn, y->n_out, d, ld, y->n_out, n);
            rows = s->turn;
        }
        if (weight && x)
            nni_block_f32_for(isa)(y->n_out, y->n_in, n, d, ld, 0, x, l || !in->ldx ? y->n_in : in->ldx, g,
                      y->n_in);
        else if (weight) {
            memset(s->table, 0, nw * sizeof *g);
            nni_scatter_for(isa)(s->table, in->tokens, rows, n, in->length, in->vocab, y->n_out);
            nni_flip_f32_for(isa)(g, y->n_in, s->table, y->n_out, y->n_in, y->n_out);
        }
        if (bias) nni_colsum_for(isa)(g + nw, rows, n, y->n_out, y->n_out, 0);
        if (l > lowest) {
            float *to = s->d[turn];
            nni_block_f32_for(isa)(y->n_in, lanes, y->n_out, params + y->offset, y->n_in, 1, d, ld, to, ld);
            if ((y - 1)->act != NN_ACT_IDENTITY) nni_small_dact(m, s, l - 1, to, lanes);
            d = to;
            turn ^= 1;
        }
    }
}

#define NNI_PREDICT_ROWS 256
NN_DEF nn_status nn_mlp_predict(const nn_mlp *m, float *out, nn_mlp_input in, size_t n, int threads,
                                nn_error *err)
{
    nn_mlp_work w = NN_ZERO;
    nn_mlp_run run = NN_ZERO;
    size_t at, rows = n < NNI_PREDICT_ROWS ? n : NNI_PREDICT_ROWS, ldx = in.ldx ? in.ldx : m->n_in;
    nn_status s = nni_mlp_check_input("nn_mlp_predict", m, NULL, &in, n, err);
    if (s != NN_OK || n == 0) return s;
    if (nni_small_fits(m, rows, 0)) {
        nni_small *small = NULL;
        /* its room for logits stays unused */
        const size_t bytes = nni_small_layout(&small, m, rows, 0, in.tokens != NULL, NULL);
        unsigned char *block = (unsigned char *)nn_mem_alloc(bytes, &m->alloc);
        if (!block)
            return nn_error_set(err, NN_E_NOMEM, "nn_mlp_predict: out of memory, %zu bytes wanted",
                            bytes);
        (void)nni_small_layout(&small, m, rows, 0, in.tokens != NULL, block);
        nni_small_predict(m, small, m->params, &in, n, out);
        nn_mem_free(block, bytes, &m->alloc);
        return NN_OK;
    }
    s = nn_mlp_workspace_make(&w, m, rows, in.tokens ? NN_WORK_TOKENS : 0, NULL, &m->alloc, err);
    run.threads = threads;
    for (at = 0; at < n && s == NN_OK; at += rows) {
        size_t now = n - at < rows ? n - at : rows;
        nn_mlp_input part = in;
        const float *z = NULL;
        if (in.x) part.x = in.x + at * ldx;
        else part.tokens = in.tokens + at * in.length;
        s = nn_mlp_forward(m, &w, part, now, &run, &z, err);
        if (s == NN_OK) memcpy(out + at * m->n_out, z, now * m->n_out * sizeof(float));
    }
    nn_mlp_workspace_free(&w);
    return s;
}
/* ---- [RUN] packed models ------------------------------------------------ */
#define NNI_PANEL 128
/* Lays p out in block (NULL = only count). 0 = overflow. */
NNI_FN size_t nni_packed_layout(nn_mlp_packed *p, const nn_mlp *m, unsigned char *block)
{
    size_t at = 0, l, need = 0;
    int ok = 1;
    (void)nni_carve(block, &at, &ok, 1, sizeof *p);
    p->layers = (nn_mlp_packed_layer *)nni_carve(block, &at, &ok, m->n_layers, sizeof *p->layers);
    for (l = 0; l < m->n_layers; l++) {
        const nn_mlp_layer *y = &m->layers[l];
        const size_t width = (y->n_out + 15) / 16 * 16;
        float *weight, *bias;
        if (!nn_size_mul(y->n_in, width, &need)) ok = 0;
        weight = (float *)nni_carve(block, &at, &ok, need, sizeof(float));
        bias = (float *)nni_carve(block, &at, &ok, width, sizeof(float));
        if (block) {
            nn_mlp_packed_layer *k = &p->layers[l];
            k->n_in = y->n_in;
            k->n_out = y->n_out;
            k->width = width;
            k->weight = weight;
            k->bias = bias;
            k->act = y->act;
            k->slope = y->slope;
        }
        if (width > p->max_width) p->max_width = width;
    }
    return ok ? at : 0;
}
NN_DEF nn_status nn_mlp_pack(nn_mlp_packed **out, const nn_mlp *m, const nn_alloc *alloc, nn_error *err)
{
    nn_mlp_packed p = NN_ZERO;
    size_t l, s, i, j;
    unsigned char *block;
    p.bytes = nni_packed_layout(&p, m, NULL);
    p.alloc = alloc ? *alloc : m->alloc;
    block = p.bytes ? (unsigned char *)nn_mem_alloc(p.bytes, &p.alloc) : NULL;
    if (!block)
        return nn_error_set(err, NN_E_NOMEM, "nn_mlp_pack: out of memory for %zu parameters",
                        m->n_params);
    memset(block, 0, p.bytes);
    (void)nni_packed_layout(&p, m, block);
    p.n_in = m->n_in;
    p.n_out = m->n_out;
    p.n_layers = m->n_layers;
    p.block = block;
    for (l = 0; l < p.n_layers; l++) {
        const nn_mlp_packed_layer *y = &p.layers[l];
        const float *weight = m->layers[l].weight;
        for (s = 0; s < y->width; s += NNI_PANEL) {
            const size_t w = y->width - s < NNI_PANEL ? y->width - s : NNI_PANEL,
                         real = y->n_out - s < w ? y->n_out - s : w;
            for (j = 0; j < real; j++)
                for (i = 0; i < y->n_in; i++)
                    y->weight[s * y->n_in + i * w + j] = weight[(s + j) * y->n_in + i];
        }
        memcpy(y->bias, m->layers[l].bias, y->n_out * sizeof(float));
    }
    memcpy(block, &p, sizeof p);
    *out = (nn_mlp_packed *)(void *)block;
    return NN_OK;
}
NN_DEF void nn_mlp_packed_free(nn_mlp_packed *p)
{
    nn_alloc a;
    if (!p) return;
    a = p->alloc;
    nn_mem_free(p->block, p->bytes, &a);
}
/* z = act(x W^T + b), n rows ldx and ldz apart; layer 0 on tokens: x NULL */
NNI_FN void nni_packed_layer(const nn_mlp_packed_layer *y, float *z, size_t ldz, const float *x,
                             size_t ldx, const nn_mlp_input *in, const int32_t *tok, size_t n)
{
    const int isa = nni_isa();
    size_t s, i, j, k;
    for (s = 0; s < y->width; s += NNI_PANEL) {
        const size_t w = y->width - s < NNI_PANEL ? y->width - s : NNI_PANEL;
        const float *q = y->weight + s * y->n_in;
        if (!x)
            for (i = 0; i < n; i++)
                nni_gather_for(isa)(z + i * ldz + s, q, tok + i * in->length, y->bias + s, 1, in->length,
                           in->vocab, w);
        else if (isa == NNI_ISA_REF) for (i = 0; i < n; i++) for (j = 0; j < w; j++) {
            float r = 0.0f;
            for (k = 0; k < y->n_in; k++) r = nni_fmaf(x[i * ldx + k], q[k * w + j], r);
            z[i * ldz + s + j] = r;
        }
        else if (n == 1) nni_row_packed_f32_for(isa)(y->n_in, x, q, w, z + s, w);
        else nni_block_f32_for(isa)(n, w, y->n_in, x, ldx, 0, q, w, z + s, ldz);
    }
    if (x) nni_bias_cols_for(isa)(z, ldz, y->bias, n, y->width, y->act == NN_ACT_RELU);
    if (y->act != NN_ACT_IDENTITY && (y->act != NN_ACT_RELU || !x))
        for (i = 0; i < n; i++)
            nni_act_forward_for(isa)(z + i * ldz, z + i * ldz, y->n_out, y->act, y->slope);
}
NN_DEF nn_status nn_mlp_packed_predict(const nn_mlp_packed *p, float *out, nn_mlp_input in,
                                       size_t n, nn_error *err)
{
    enum { STACK = 8192 };
    float stack[STACK], *z[2];
    const size_t ld = p->max_width, ldx = in.ldx ? in.ldx : p->n_in;
    size_t at, l, i, rows = STACK / 2 / ld, bytes = 0;
    nn_mlp like = NN_ZERO;
    nn_status s;
    like.n_in = p->n_in;
    s = nni_mlp_check_input("nn_mlp_packed_predict", &like, NULL, &in, n, err);
    if (s != NN_OK || n == 0) return s;
    z[0] = stack;
    if (rows > 32) rows = 32;
    if (rows == 0) rows = 1;
    if (rows < n && rows < 8) rows = 32;
    if (rows > n) rows = n;
    if (2 * rows * ld > STACK) {
        bytes = 2 * rows * ld * sizeof(float);
        z[0] = (float *)nn_mem_alloc(bytes, &p->alloc);
        if (!z[0])
            return nn_error_set(err, NN_E_NOMEM,
                            "nn_mlp_packed_predict: out of memory, %zu bytes wanted", bytes);
    }
    z[1] = z[0] + rows * ld;
    for (at = 0; at < n; at += rows) {
        const size_t now = n - at < rows ? n - at : rows;
        const float *x = in.x ? in.x + at * ldx : NULL;
        for (l = 0; l < p->n_layers; l++, x = z[(l - 1) & 1])
            nni_packed_layer(&p->layers[l], z[l & 1], ld, x, l ? ld : ldx, &in,
                             in.tokens ? in.tokens + at * in.length : NULL, now);
        for (i = 0; i < now; i++) memcpy(out + (at + i) * p->n_out, x + i * ld, p->n_out * sizeof(float));
    }
    if (bytes) nn_mem_free(z[0], bytes, &p->alloc);
    return NN_OK;
}
NNI_FN double nni_act_f64(double x, nn_act a, double slope)
{
    switch (a) {
    case NN_ACT_RELU:       return x > 0 ? x : 0;
    case NN_ACT_LEAKY_RELU: return x > 0 ? x : slope * x;
    case NN_ACT_GELU:       return 0.5 * x * (1 + nn_erf(x * 0.70710678118654752440));
    case NN_ACT_GELU_TANH:
        return 0.5 * x * (1 + nn_tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
    case NN_ACT_TANH:       return nn_tanh(x);
    case NN_ACT_SIGMOID:    return nn_sigmoid(x);
    case NN_ACT_SILU:       return x * nn_sigmoid(x);
    case NN_ACT_DEFAULT:
    case NN_ACT_IDENTITY:   break;
    }
    return x;
}
NN_DEF nn_status nn_mlp_forward_f64(const nn_mlp *m, const double *params, double *out,
                                    const double *x, size_t n, uint64_t *kinks, nn_error *err)
{
    size_t i, l, o, c, wide = m->max_width > m->n_in ? m->max_width : m->n_in;
    double *buf = (double *)nni_new(wide, 2 * sizeof(double), &m->alloc);
    uint64_t h = 1469598103934665603u;
    if (!buf) return nn_error_set(err, NN_E_NOMEM, "nn_mlp_forward_f64: out of memory");
    for (i = 0; i < n; i++) {
        double *a = buf, *b = buf + wide, *t;
        memcpy(a, x + i * m->n_in, m->n_in * sizeof(double));
        for (l = 0; l < m->n_layers; l++) {
            const nn_mlp_layer *y = &m->layers[l];
            for (o = 0; o < y->n_out; o++) {
                size_t wo = y->offset + o * y->n_in, bo = y->offset + y->n_in * y->n_out + o;
                double z = params ? params[bo] : (double)m->params[bo];
                for (c = 0; c < y->n_in; c++)
                    z += (params ? params[wo + c] : (double)m->params[wo + c]) * a[c];
                if (y->act == NN_ACT_RELU || y->act == NN_ACT_LEAKY_RELU)
                    h = (h ^ (uint64_t)(z > 0)) * 1099511628211u;
                b[o] = nni_act_f64(z, y->act, (double)y->slope);
            }
            t = a; a = b; b = t;
        }
        memcpy(out + i * m->n_out, a, m->n_out * sizeof(double));
    }
    nn_mem_free(buf, wide * 2 * sizeof(double), &m->alloc);
    if (kinks) *kinks = h;
    return NN_OK;
}

/* ---- [STATE] ------------------------------------------------------------ */

/* glob: `*` and `?` over [p, e) against all of s */
NNI_FN int nni_glob(const char *p, const char *e, const char *s)
{
    const char *star = NULL, *back = NULL;
    while (*s) {
        if (p < e && *p == '*') { star = ++p; back = s; }
        else if (p < e && (*p == '?' || *p == *s)) { p++; s++; }
        else if (star) { p = star; s = ++back; }
        else return 0;
    }
    while (p < e && *p == '*') p++;
    return p == e;
}
NN_DEF int nn_name_match(const char *pattern, const char *name)
{
    int selected;
    if (!pattern) return 1;
    selected = *pattern == '!';            /* only exceptions: everything else is in */
    for (;;) {
        const char *e = strchr(pattern, ','), *b = pattern;
        int take = 1;
        if (!e) e = pattern + strlen(pattern);
        if (*b == '!') { take = 0; b++; }
        if (nni_glob(b, e, name)) selected = take;
        if (!*e) return selected;
        pattern = e + 1;
    }
}
NN_DEF nn_tensor nn_mlp_param(const nn_mlp *m, size_t i, char *buf)
{
    const nn_mlp_layer *y = &m->layers[i / 2];
    size_t shape[2];
    shape[0] = y->n_out;
    shape[1] = y->n_in;
    if (buf) (void)snprintf(buf, NN_MLP_NAME + 8, "%s.%s", y->name, i & 1 ? "bias" : "weight");
    return nn_tensor_view(i & 1 ? y->bias : y->weight, NN_F32, i & 1 ? 1 : 2, shape);
}
NN_DEF const char *nn_mlp_backbone_pattern(const nn_mlp *m, char *buf, size_t cap)
{
    size_t len = 0, l;
    if (cap == 0) return NULL;
    buf[0] = 0;
    if (m->n_backbone == 0) nni_say(buf, cap, &len, "!*");
    else if (m->names != NN_NAMES_NETWORK)
        nni_say(buf, cap, &len, m->names == NN_NAMES_ORIGINAL ? "backbone.*" : "layers.*");
    else
        for (l = 0; l < m->n_backbone; l++)
            nni_say(buf, cap, &len, "%s%s.*", l ? "," : "", m->layers[l].name);
    return len < cap ? buf : NULL;
}
NN_DEF nn_status nn_mlp_state(const nn_mlp *m, nn_dict *d, const char *pattern, int copy, nn_error *err)
{
    char name[NN_MLP_NAME + 8];
    size_t i, k;
    nn_status s = NN_OK;
    for (i = 0; i < 2 * m->n_layers && s == NN_OK; i++) {
        nn_tensor view = nn_mlp_param(m, i, name), t = view;
        if (!nn_name_match(pattern, name)) continue;
        if (copy) s = nn_tensor_copy(&t, &view, &d->alloc, err);
        if (s != NN_OK) break;
        s = nn_dict_put(d, name, &t, err);
        if (s != NN_OK) nn_tensor_free(&t);
    }
    if (s != NN_OK)                                   /* take back what was put */
        for (k = 0; k < i; k++) {
            (void)nn_mlp_param(m, k, name);
            if (nn_name_match(pattern, name)) (void)nn_dict_remove(d, name);
        }
    return s;
}
NN_DEF void nn_load_report_free(nn_load_report *r)
{
    nn_load_report zero = NN_ZERO;
    if (!r) return;
    nn_arena_free(&r->arena);
    zero.arena.alloc = r->arena.alloc;
    *r = zero;
}
NNI_FN int nni_real_dtype(nn_dtype t) { return t >= NN_F32 && t <= NN_BOOL; }
/* Element i as a double, the common dtypes first. */
NNI_FN double nni_at(const nn_tensor *t, size_t i)
{
    if (t->dtype == NN_F64) return ((const double *)t->data)[i];
    if (t->dtype == NN_F32) return (double)((const float *)t->data)[i];
    return nn_tensor_get_f64(t, i);
}
NNI_FN int nni_same_shape(const nn_tensor *a, const nn_tensor *b)
{
    size_t i;
    if (a->ndim != b->ndim) return 0;
    for (i = 0; i < a->ndim; i++) if (a->shape[i] != b->shape[i]) return 0;
    return 1;
}
/* The model's name for a dictionary name: the first rename whose `old` begins it. */
NNI_FN void nni_renamed(char *buf, size_t cap, const char *name, const nn_load_desc *d)
{
    size_t i, n;
    for (i = 0; i < d->n_rename; i++) {
        const char *old = d->rename[2 * i];
        n = strlen(old);
        if (strncmp(name, old, n) == 0) {
            (void)snprintf(buf, cap, "%s%s", d->rename[2 * i + 1], name + n);
            return;
        }
    }
    (void)snprintf(buf, cap, "%s", name);
}
NNI_FN int nni_report_add(nn_load_report *r, nn_load_result what, const char *name)
{
    size_t n = strlen(name) + 1;
    char *copy = (char *)nn_arena_get(&r->arena, n);
    if (!copy) return 0;
    memcpy(copy, name, n);
    r->items[r->n_items].result = what;
    r->items[r->n_items++].name = copy;
    return 1;
}
/* the sign of a - b, numbers in names by their value: fc2 before fc10 */
NNI_FN int nni_name_order(const char *a, const char *b)
{
    while (*a && *a == *b && !(*a >= '0' && *a <= '9')) { a++; b++; }
    for (;;) {
        size_t i = 0, j = 0;
        int order;
        while (*a == '0') a++;
        while (*b == '0') b++;
        while (a[i] >= '0' && a[i] <= '9') i++;
        while (b[j] >= '0' && b[j] <= '9') j++;
        if (i != j && (i || j)) return i < j ? -1 : 1;
        order = strncmp(a, b, i);
        if (order) return order;
        a += i;
        b += j;
        while (*a && *a == *b && !(*a >= '0' && *a <= '9')) { a++; b++; }
        if (!(*a >= '0' && *a <= '9' && *b >= '0' && *b <= '9')) return strcmp(a, b);
    }
}
/* the entry before which the order of layers is lost: all names are sorted as text, and a number goes
 * down there; 0 = none */
NNI_FN size_t nni_sorted_names(const nn_dict *d)
{
    size_t i, at = 0;
    for (i = 1; i < d->count; i++) {
        if (strcmp(d->items[i - 1].name, d->items[i].name) > 0) return 0;
        if (!at && nni_name_order(d->items[i - 1].name, d->items[i].name) > 0) at = i;
    }
    return at;
}
NN_DEF nn_status nn_mlp_load(nn_mlp *m, const nn_dict *d, const nn_load_desc *desc,
                             nn_load_report *report, nn_error *err)
{
    nn_load_desc zero = NN_ZERO;
    nn_load_report own = NN_ZERO, *r = report ? report : &own;
    /* from[i]: dictionary entry of parameter i, or count */
    size_t np = 2 * m->n_layers, i, j, k, bytes, *from;
    unsigned char *used = NULL;
    char name[NN_MLP_NAME + 8], other[320], a[64], b[64];
    const char *bad = NULL;
    nn_status s = NN_OK;
    if (!desc) desc = &zero;
    nn_load_report_free(r);
    i = desc->by_order ? nni_sorted_names(d) : 0;
    if (i)
        return nn_error_set(err, NN_E_ARG, "nn_mlp_load: by_order: '%.60s' stands before '%.60s': sorted names do not "
                            "tell the layers' order", d->items[i - 1].name, d->items[i].name);
    if (!nn_size_mul(np, sizeof *from, &bytes) || !nn_size_add(bytes, d->count, &bytes))
        return nn_error_set(err, NN_E_NOMEM, "nn_mlp_load: size overflows");
    from = (size_t *)nn_mem_alloc(bytes, &m->alloc);
    if (from && nn_size_mul(np + d->count, sizeof *r->items, &k))
        r->items = (nn_load_item *)nn_arena_get(&r->arena, k);
    if (!from || !r->items) {
        nn_mem_free(from, bytes, &m->alloc);
        nn_load_report_free(r);
        return nn_error_set(err, NN_E_NOMEM, "nn_mlp_load: out of memory");
    }
    used = (unsigned char *)(from + np);
    memset(used, 0, d->count);
    for (i = 0, j = 0, k = 0; i < np; i++) {
        nn_tensor p = nn_mlp_param(m, i, name);
        from[i] = d->count;
        if (!nn_name_match(desc->pattern, name)) continue;
        /* matrices feed weights, vectors feed biases, each kind in its own order */
        if (desc->by_order) {
            size_t *at = i & 1 ? &k : &j;
            while (*at < d->count && d->items[*at].value.ndim != p.ndim) (*at)++;
            if (*at < d->count) from[i] = (*at)++;
        } else {
            size_t q;
            for (q = 0; q < d->count && from[i] == d->count; q++) {
                nni_renamed(other, sizeof other, d->items[q].name, desc);
                if (strcmp(other, name) == 0) from[i] = q;
            }
        }
        if (from[i] == d->count) {
            r->missing++;
            if (!nni_report_add(r, NN_LOAD_MISSING, name)) s = NN_E_NOMEM;
        } else {
            const nn_dict_item *it = &d->items[from[i]];
            used[from[i]] = 1;
            if (!nni_real_dtype(it->value.dtype)) { if (!bad) bad = it->name; }
            if (!nni_same_shape(&it->value, &p)) {
                r->reshaped++;
                from[i] = d->count;
                if (!nni_report_add(r, NN_LOAD_RESHAPED, it->name)) s = NN_E_NOMEM;
            } else {
                r->matched++;
                if (!nni_report_add(r, NN_LOAD_MATCHED, it->name)) s = NN_E_NOMEM;
            }
        }
    }
    for (i = 0; i < d->count; i++) if (!used[i]) {
        r->unexpected++;
        if (!nni_report_add(r, NN_LOAD_UNEXPECTED, d->items[i].name)) s = NN_E_NOMEM;
    }
    if (s != NN_OK) (void)nn_error_set(err, s, "nn_mlp_load: out of memory");
    else if (bad)
        s = nn_error_set(err, NN_E_UNSUPPORTED, "nn_mlp_load: '%s' holds no real numbers",
                     nni_name(a, bad));
    else if (r->matched == 0) {
        (void)nn_mlp_param(m, 0, name);
        s = nn_error_set(err, NN_E_ARG,
                     "nn_mlp_load: nothing matches: looked for '%s' and %zu more, the dictionary "
                     "has %zu, first '%s'%s",
                     name, np - 1, d->count, d->count ? nni_name(b, d->items[0].name) : "",
                     r->reshaped ? "; some of another shape" : "");
    } else if (desc->strict && r->missing + r->unexpected + r->reshaped) {
        const char *first = "";
        for (i = r->n_items; i-- > 0; ) if (r->items[i].result != NN_LOAD_MATCHED) first = r->items[i].name;
        s = nn_error_set(
            err, NN_E_ARG,
            "nn_mlp_load: strict: %zu missing, %zu unexpected, %zu of another shape, first '%s'",
            r->missing, r->unexpected, r->reshaped, nni_name(a, first));
    }
    for (i = 0; i < np && s == NN_OK; i++) if (from[i] < d->count) {
        nn_tensor p = nn_mlp_param(m, i, name);
        const nn_tensor *t = &d->items[from[i]].value;
        size_t n = nn_tensor_count(&p), e;
        float *to = nn_f32(&p);
        if (t->dtype == NN_F32) memmove(to, t->data, n * sizeof(float));
        else for (e = 0; e < n; e++) to[e] = (float)nni_at(t, e);
    }
    nn_mem_free(from, bytes, &m->alloc);
    if (!report || s == NN_E_NOMEM) nn_load_report_free(r);
    return s;
}
NN_DEF nn_status nn_mlp_desc_from_state(nn_mlp_desc *desc, nn_mlp_layer_desc *layers, size_t cap,
                                        const nn_dict *d, nn_error *err)
{
    size_t i, n = 0, nb = 0, in = 0;
    nn_mlp_desc r = *desc;
    char a[64];
    int network = 0;
    r.n_in = 0;
    r.names = NN_NAMES_DEFAULT;
    for (i = 0; i < d->count; i++) {
        const nn_tensor *t = &d->items[i].value;
        const char *name = d->items[i].name;
        size_t len = strlen(name);
        if (t->ndim != 2 || len < 7 || strcmp(name + len - 7, ".weight") != 0) continue;
        if (n && t->shape[1] != in)
            return nn_error_set(
                err, NN_E_FORMAT,
                "nn_mlp_desc_from_state: '%s' takes %zu inputs, the layer before it makes %zu",
                nni_name(a, name), t->shape[1], in);
        if (n >= cap)
            return nn_error_set(err, NN_E_LIMIT, "nn_mlp_desc_from_state: expected at most %zu layers",
                            cap);
        if (n == 0) r.n_in = t->shape[1];
        if (n == 0 && strncmp(name, "backbone.", 9) == 0) r.names = NN_NAMES_ORIGINAL;
        if (n == 0 && strncmp(name, "network.", 8) == 0) { r.names = NN_NAMES_NETWORK; network = 1; }
        memset(&layers[n], 0, sizeof layers[n]);
        layers[n].width = in = t->shape[0];
        if (strncmp(name, "head.", 5) != 0) nb = n + 1;
        if (strncmp(name, "backbone.transition", 19) == 0) layers[n].act = NN_ACT_IDENTITY;
        n++;
    }
    if (n == 0)
        return nn_error_set(err, NN_E_FORMAT,
                        "nn_mlp_desc_from_state: no NAME.weight matrix among %zu entries",
                        d->count);
    if (network || nb == n) nb = n - 1;           /* one chain: the last layer is the head */
    r.n_out = in;
    r.arch = NN_ARCH_DEFAULT;
    r.hidden = NULL;
    r.n_hidden = 0;
    r.backbone = layers;
    r.n_backbone = nb;
    r.head = layers + nb;
    r.n_head = n - nb - 1;
    *desc = r;
    return NN_OK;
}
NN_DEF size_t nn_mlp_freeze(nn_mlp *m, const char *pattern, int frozen)
{
    char name[NN_MLP_NAME + 8];
    size_t i, n = 0;
    for (i = 0; i < 2 * m->n_layers; i++) {
        (void)nn_mlp_param(m, i, name);
        if (!nn_name_match(pattern, name)) continue;
        if (i & 1) m->layers[i / 2].frozen_bias = frozen != 0;
        else m->layers[i / 2].frozen_weight = frozen != 0;
        n++;
    }
    return n;
}
NN_DEF nn_status nn_mlp_rename(nn_mlp *m, nn_mlp_naming names, nn_error *err)
{
    if ((int)names < 0 || names > NN_NAMES_ORIGINAL)
        return nn_error_set(err, NN_E_ARG, "nn_mlp_rename: unknown naming %d", (int)names);
    m->names = names;
    nni_mlp_relink(m);
    return NN_OK;
}
NN_DEF const void *nn_mlp_backbone_bytes(const nn_mlp *m, size_t *n)
{
    *n = m->n_backbone_params * sizeof(float);
    return m->params;
}


/* ---- [TASKVEC] ---------------------------------------------------------- */

/* Partner of name i of a in b, of the same shape and a real dtype; NULL and an error otherwise. */
NNI_FN const nn_tensor *nni_partner(const char *who, const nn_dict *a, size_t i, const nn_dict *b,
                                    nn_error *err)
{
    const nn_tensor *x = &a->items[i].value, *y = nn_dict_get(b, a->items[i].name);
    char buf[64];
    if (!y)
        (void)nn_error_set(err, NN_E_ARG, "%s: '%s' is missing in an operand", who,
                       nni_name(buf, a->items[i].name));
    else if (!nni_same_shape(x, y))
        (void)nn_error_set(err, NN_E_ARG, "%s: '%s' has different shapes: %zu and %zu elements", who,
                       nni_name(buf, a->items[i].name), nn_tensor_count(x), nn_tensor_count(y));
    else if (!nni_real_dtype(x->dtype) || !nni_real_dtype(y->dtype))
        (void)nn_error_set(err, NN_E_ARG, "%s: '%s' holds no real numbers", who,
                       nni_name(buf, a->items[i].name));
    else return y;
    return NULL;
}
/* A new entry of out, shaped like t; its data or NULL (then out is freed: outputs stay empty on
 * failure). */
NNI_FN void *nni_entry(nn_dict *out, const char *name, const nn_tensor *like, nn_dtype dtype, nn_error *err)
{
    nn_tensor t = NN_ZERO;
    void *data;
    if (nn_tensor_make(&t, dtype, like->ndim, like->shape, &out->alloc, err) != NN_OK) {
        nn_dict_free(out);
        return NULL;
    }
    data = t.data;
    if (nn_dict_put(out, name, &t, err) != NN_OK) { nn_tensor_free(&t); nn_dict_free(out); return NULL; }
    return data;
}
/* All of tau[0 .. n) are task vectors (NN_F64) over the same names. */
NNI_FN nn_status nni_taskvec_check(const char *who, const nn_dict *const *tau, size_t n, nn_error *err)
{
    size_t i, k;
    char buf[64];
    if (n == 0) return nn_error_set(err, NN_E_ARG, "%s: expected at least one task vector", who);
    for (k = 0; k < n; k++) {
        if (tau[k]->count != tau[0]->count)
            return nn_error_set(err, NN_E_ARG, "%s: task vector %zu has %zu tensors, the first %zu",
                            who, k, tau[k]->count, tau[0]->count);
        for (i = 0; i < tau[0]->count; i++) {
            const nn_tensor *t = nni_partner(who, tau[0], i, tau[k], err);
            if (!t) return NN_E_ARG;
            if (t->dtype != NN_F64)
                return nn_error_set(err, NN_E_ARG, "%s: '%s' is %s, a task vector is f64", who,
                                nni_name(buf, tau[0]->items[i].name), nn_dtype_name(t->dtype));
        }
    }
    return NN_OK;
}
NNI_FN int nni_finite(double x) { return x - x == 0; }
NNI_FN uint32_t nni_bits(float x) { uint32_t u; memcpy(&u, &x, 4); return u; }

/* tau with (float)(p + tau) == f, near f - p; *exact tells whether it was found. */
NNI_FN double nni_tau(float p, float f, int *exact)
{
    double tau = (double)f - (double)p, t = tau;
    uint64_t bits;
    int k;
    *exact = 1;
    if (nni_bits((float)((double)p + tau)) == nni_bits(f)) return tau;
    /* -0 from -0, and from +0: a sum that rounds to -0 */
    if (f == 0 && p == 0) return nni_bits(p) ? -0.0 : -4.9406564584124654e-324;
    /* the neighbours: the sum is rounded twice */
    for (k = -4; k <= 4; k++) {
        memcpy(&bits, &tau, 8);
        bits = (uint64_t)((int64_t)bits + k);
        memcpy(&t, &bits, 8);
        if (nni_bits((float)((double)p + t)) == nni_bits(f)) return t;
    }
    *exact = 0;
    return tau;
}
NN_DEF nn_status nn_taskvec_make(nn_dict *out, const nn_dict *pre, const nn_dict *ft,
                                 const char *pattern, nn_taskvec_info *info, nn_error *err)
{
    nn_taskvec_info r = NN_ZERO;
    size_t i, e;
    double sq = 0;
    char buf[64];
    for (i = 0; i < pre->count; i++) {
        const nn_tensor *a = &pre->items[i].value, *b;
        double *t;
        size_t n = nn_tensor_count(a);
        if (!nn_name_match(pattern, pre->items[i].name)) continue;
        b = nni_partner("nn_taskvec_make", pre, i, ft, err);
        if (!b) { nn_dict_free(out); return NN_E_ARG; }
        t = (double *)nni_entry(out, pre->items[i].name, a, NN_F64, err);
        if (!t) return NN_E_NOMEM;
        for (e = 0; e < n; e++) {
            float p = (float)nni_at(a, e), f = (float)nni_at(b, e);
            int exact;
            if (!nni_finite((double)p) || !nni_finite((double)f)) {
                nn_dict_free(out);
                return nn_error_set(err, NN_E_NONFINITE,
                                "nn_taskvec_make: '%s' element %zu is not finite",
                                nni_name(buf, pre->items[i].name), e);
            }
            t[e] = nni_tau(p, f, &exact);
            if (!exact) {
                double d = fabs((double)(float)((double)p + t[e]) - (double)f);
                r.inexact++;
                if (d > r.worst) r.worst = d;
            }
            if (fabs(t[e]) > r.max_abs) r.max_abs = fabs(t[e]);
        }
        sq += nn_dot_f64(t, t, n);
        r.tensors++;
        r.weights += n;
    }
    if (r.tensors == 0)
        return nn_error_set(err, NN_E_ARG, "nn_taskvec_make: no name matches '%s'",
                        pattern ? nni_name(buf, pattern) : "*");
    r.norm = nni_sqrt(sq);
    if (info) *info = r;
    return NN_OK;
}
NN_DEF nn_status nn_taskvec_apply(nn_dict *out, const nn_dict *pre, const nn_dict *tau, double c,
                                  nn_error *err)
{
    size_t i, e, used = 0;
    if (!nni_finite(c)) return nn_error_set(err, NN_E_ARG, "nn_taskvec_apply: the coefficient must be finite");
    for (i = 0; i < pre->count; i++) {
        const nn_tensor *a = &pre->items[i].value, *t = nn_dict_get(tau, pre->items[i].name);
        size_t n = nn_tensor_count(a);
        float *y;
        if (t && !nni_partner("nn_taskvec_apply", pre, i, tau, err)) { nn_dict_free(out); return NN_E_ARG; }
        y = (float *)nni_entry(out, pre->items[i].name, a, NN_F32, err);
        if (!y) return NN_E_NOMEM;
        used += t != NULL;
        if (!t || c == 0) for (e = 0; e < n; e++) y[e] = (float)nni_at(a, e);
        else for (e = 0; e < n; e++) y[e] = (float)(nni_at(a, e) + c * nni_at(t, e));
    }
    if (used != tau->count) {
        nn_dict_free(out);
        return nn_error_set(
            err, NN_E_ARG,
            "nn_taskvec_apply: the task vector has %zu tensors, the model knows %zu of them",
            tau->count, used);
    }
    return NN_OK;
}
NN_DEF nn_status nn_taskvec_sum(nn_dict *out, const nn_dict *const *tau, const double *weight,
                                size_t n, nn_error *err)
{
    size_t i, k, e;
    nn_status s = nni_taskvec_check("nn_taskvec_sum", tau, n, err);
    if (s != NN_OK) return s;
    for (i = 0; i < tau[0]->count; i++) {
        const nn_tensor *like = &tau[0]->items[i].value;
        size_t count = nn_tensor_count(like);
        double *y = (double *)nni_entry(out, tau[0]->items[i].name, like, NN_F64, err);
        if (!y) return NN_E_NOMEM;
        for (k = 0; k < n; k++) {
            const double *x = nn_f64(nn_dict_get(tau[k], tau[0]->items[i].name)),
                         w = weight ? weight[k] : 1.0;
            if (k == 0) for (e = 0; e < count; e++) y[e] = w * x[e];
            else for (e = 0; e < count; e++) y[e] = y[e] + w * x[e];
        }
    }
    return NN_OK;
}
NN_DEF nn_status nn_taskvec_binary(nn_dict *out, const nn_dict *a, const nn_dict *b,
                                   nn_taskvec_op op, double eps, size_t *zeroed, nn_error *err)
{
    size_t i, e, zeros = 0;
    if ((int)op < 0 || op > NN_TASKVEC_DIVIDE)
        return nn_error_set(err, NN_E_ARG, "nn_taskvec_binary: unknown operation %d", (int)op);
    if (a->count != b->count)
        return nn_error_set(err, NN_E_ARG, "nn_taskvec_binary: the operands have %zu and %zu tensors",
                        a->count, b->count);
    if (eps == 0) eps = 1e-8;
    for (i = 0; i < a->count; i++) {
        const nn_tensor *x = &a->items[i].value, *z = nni_partner("nn_taskvec_binary", a, i, b, err);
        size_t n = nn_tensor_count(x);
        double *y;
        if (!z) { nn_dict_free(out); return NN_E_ARG; }
        y = (double *)nni_entry(out, a->items[i].name, x, NN_F64, err);
        if (!y) return NN_E_NOMEM;
        for (e = 0; e < n; e++) {
            double p = nni_at(x, e), q = nni_at(z, e);
            switch (op) {
            case NN_TASKVEC_ADD:      y[e] = p + q; break;
            case NN_TASKVEC_SUBTRACT: y[e] = p - q; break;
            case NN_TASKVEC_MULTIPLY: y[e] = p * q; break;
            case NN_TASKVEC_DIVIDE:   if (fabs(q) < eps) { y[e] = 0; zeros++; } else y[e] = p / q; break;
            }
        }
    }
    if (zeroed) *zeroed = zeros;
    return NN_OK;
}
NN_DEF nn_status nn_taskvec_interpolate(nn_dict *out, const nn_dict *a, const nn_dict *b, double t,
                                        nn_error *err)
{
    size_t i, e;
    if (!nni_finite(t)) return nn_error_set(err, NN_E_ARG, "nn_taskvec_interpolate: t must be finite");
    if (a->count != b->count)
        return nn_error_set(err, NN_E_ARG,
                        "nn_taskvec_interpolate: the operands have %zu and %zu tensors", a->count,
                        b->count);
    for (i = 0; i < a->count; i++) {
        const nn_tensor *x = &a->items[i].value, *z = nni_partner("nn_taskvec_interpolate", a, i, b, err);
        size_t n = nn_tensor_count(x);
        double *y;
        if (!z) { nn_dict_free(out); return NN_E_ARG; }
        y = (double *)nni_entry(out, a->items[i].name, x, NN_F64, err);
        if (!y) return NN_E_NOMEM;
        if (t == 0) for (e = 0; e < n; e++) y[e] = nni_at(x, e);
        else if (t == 1) for (e = 0; e < n; e++) y[e] = nni_at(z, e);
        else for (e = 0; e < n; e++) y[e] = (1 - t) * nni_at(x, e) + t * nni_at(z, e);
    }
    return NN_OK;
}
NN_DEF nn_status nn_taskvec_analogy(nn_dict *out, const nn_dict *a, const nn_dict *b,
                                    const nn_dict *c, double scale, nn_error *err)
{
    size_t i, e;
    if (!nni_finite(scale)) return nn_error_set(err, NN_E_ARG, "nn_taskvec_analogy: the scale must be finite");
    for (i = 0; i < c->count; i++) {
        const nn_tensor *z = &c->items[i].value,
                        *x = nni_partner("nn_taskvec_analogy", c, i, a, err),
                        *y = x ? nni_partner("nn_taskvec_analogy", c, i, b, err) : NULL;
        size_t n = nn_tensor_count(z);
        double *r;
        if (!y) { nn_dict_free(out); return NN_E_ARG; }
        r = (double *)nni_entry(out, c->items[i].name, z, NN_F64, err);
        if (!r) return NN_E_NOMEM;
        for (e = 0; e < n; e++) r[e] = nni_at(z, e) + scale * (nni_at(y, e) - nni_at(x, e));
    }
    return NN_OK;
}
/* The k-th largest (k >= 1) of x[0 .. n); x is reordered. Hoare's selection with the median of
 * three: a fixed rule, no memory. */
NNI_FN double nni_kth_largest(double *x, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1, want = k - 1;
    while (lo < hi) {
        size_t i = lo, j = hi, mid = lo + (hi - lo) / 2;
        double a = x[lo], b = x[mid], c = x[hi],
               pivot = a < b ? (b < c ? b :
                                a < c ? c :
                                        a) :
                               (a < c ? a :
                                b < c ? c :
                                        b),
               t;
        for (;;) {
            while (x[i] > pivot) i++;
            while (x[j] < pivot) j--;
            if (i <= j) { t = x[i]; x[i] = x[j]; x[j] = t; i++; if (j == 0) break; j--; }
            if (i > j) break;
        }
        if (want <= j) hi = j;
        else if (want >= i) lo = i;
        else break;
    }
    return x[want];
}
NN_DEF nn_status nn_taskvec_ties(nn_dict *out, const nn_dict *const *tau, size_t n, double keep,
                                 double lambda, nn_error *err)
{
    size_t i, k, e, total = 0, want, most, bytes;
    double *mag, *cut;              /* per task vector: the threshold */
    size_t *quota;                  /* and how many weights equal to it are still kept */
    nn_status s = nni_taskvec_check("nn_taskvec_ties", tau, n, err);
    if (s != NN_OK) return s;
    if (keep == 0) keep = 0.2;
    if (lambda == 0) lambda = 1;
    if (!(keep > 0 && keep <= 1))
        return nn_error_set(err, NN_E_ARG, "nn_taskvec_ties: keep must be in (0, 1], got %g", keep);
    for (i = 0; i < tau[0]->count; i++) total += nn_tensor_count(&tau[0]->items[i].value);
    if (total == 0) return nn_error_set(err, NN_E_ARG, "nn_taskvec_ties: the task vectors are empty");
    most = (size_t)ceil(keep * (double)total);
    want = most < 1 ? 1 : most > total ? total : most;
    if (!nn_size_add(total, n, &bytes) || !nn_size_mul(bytes, sizeof(double), &bytes) ||
        !nn_size_mul(n, sizeof(size_t), &most) || !nn_size_add(bytes, most, &bytes))
        return nn_error_set(err, NN_E_NOMEM, "nn_taskvec_ties: size overflows");
    mag = (double *)nn_mem_alloc(bytes, &out->alloc);
    if (!mag) return nn_error_set(err, NN_E_NOMEM, "nn_taskvec_ties: out of memory, %zu bytes wanted", bytes);
    cut = mag + total;
    quota = (size_t *)(void *)(cut + n);
    for (k = 0; k < n; k++) {
        size_t at = 0, above = 0;
        for (i = 0; i < tau[0]->count; i++) {
            const nn_tensor *t = nn_dict_get(tau[k], tau[0]->items[i].name);
            size_t count = nn_tensor_count(t);
            for (e = 0; e < count; e++) mag[at++] = fabs(nn_f64(t)[e]);
        }
        cut[k] = nni_kth_largest(mag, total, want);
        for (e = 0; e < total; e++) above += mag[e] > cut[k];
        quota[k] = want - above;
    }
    for (i = 0; i < tau[0]->count; i++) {
        const nn_tensor *like = &tau[0]->items[i].value;
        size_t count = nn_tensor_count(like);
        double *y = (double *)nni_entry(out, tau[0]->items[i].name, like, NN_F64, err);
        if (!y) { s = NN_E_NOMEM; break; }
        for (e = 0; e < count; e++) {
            double mass = 0, pos = 0, neg = 0;
            size_t np = 0, nn = 0;
            for (k = 0; k < n; k++) {
                double v = nn_f64(nn_dict_get(tau[k], tau[0]->items[i].name))[e], a = fabs(v);
                if (a < cut[k]) continue;
                if (a == cut[k]) { if (quota[k] == 0) continue; quota[k]--; }
                mass += v;
                if (v > 0) { pos += v; np++; }
                if (v < 0) { neg += v; nn++; }
            }
            y[e] = mass >= 0 ? (np ? lambda * (pos / (double)np) : 0) :
                               (nn ? lambda * (neg / (double)nn) : 0);
        }
    }
    nn_mem_free(mag, bytes, &out->alloc);
    return s;
}
NN_DEF nn_status nn_taskvec_dare(nn_dict *out, const nn_dict *tau, double drop, uint64_t seed,
                                 nn_error *err)
{
    size_t i, e;
    nn_status s = nni_taskvec_check("nn_taskvec_dare", &tau, 1, err);
    if (s != NN_OK) return s;
    if (!(drop >= 0 && drop < 1))
        return nn_error_set(err, NN_E_ARG, "nn_taskvec_dare: drop must be in [0, 1), got %g", drop);
    for (i = 0; i < tau->count; i++) {
        const nn_tensor *t = &tau->items[i].value;
        size_t n = nn_tensor_count(t);
        nn_rng r = nn_rng_make(seed, NN_STREAM_TASKVEC, i);
        double *y = (double *)nni_entry(out, tau->items[i].name, t, NN_F64, err);
        if (!y) return NN_E_NOMEM;
        for (e = 0; e < n; e++) y[e] = nn_rng_f64(&r) < drop ? 0 : nn_f64(t)[e] / (1 - drop);
    }
    return NN_OK;
}
NNI_FN double nni_taskvec_dot(const nn_dict *a, const nn_dict *b)
{
    size_t i;
    double sum = 0;
    for (i = 0; i < a->count; i++)
        sum += nn_dot_f64(nn_f64(&a->items[i].value), nn_f64(nn_dict_get(b, a->items[i].name)),
                          nn_tensor_count(&a->items[i].value));
    return sum;
}
NN_DEF nn_status nn_taskvec_cosine(double *out, const nn_dict *const *tau, size_t n, nn_error *err)
{
    size_t i, j;
    nn_status s = nni_taskvec_check("nn_taskvec_cosine", tau, n, err);
    if (s != NN_OK) return s;
    for (i = 0; i < n; i++) out[i * n + i] = nni_taskvec_dot(tau[i], tau[i]);
    for (i = 0; i < n; i++) for (j = 0; j < i; j++) {
        double q = nni_sqrt(out[i * n + i]) * nni_sqrt(out[j * n + j]);
        out[i * n + j] = out[j * n + i] = q > 0 ? nni_taskvec_dot(tau[i], tau[j]) / q : 0;
    }
    for (i = 0; i < n; i++) out[i * n + i] = 1;
    return NN_OK;
}
NN_DEF nn_status nn_taskvec_conflict(double *share, double *per, const nn_dict *const *tau,
                                     size_t n, nn_error *err)
{
    size_t i, k, e, both_all = 0, bad_all = 0;
    nn_status s = nni_taskvec_check("nn_taskvec_conflict", tau, n, err);
    if (s != NN_OK) return s;
    for (i = 0; i < tau[0]->count; i++) {
        size_t count = nn_tensor_count(&tau[0]->items[i].value), both = 0, bad = 0;
        for (e = 0; e < count; e++) {
            size_t pos = 0, neg = 0;
            for (k = 0; k < n; k++) {
                double v = nn_f64(nn_dict_get(tau[k], tau[0]->items[i].name))[e];
                pos += v > 0;
                neg += v < 0;
            }
            if (pos + neg >= 2) { both++; bad += pos && neg; }
        }
        if (per) per[i] = both ? (double)bad / (double)both : 0;
        both_all += both;
        bad_all += bad;
    }
    *share = both_all ? (double)bad_all / (double)both_all : 0;
    return NN_OK;
}
NN_DEF double nn_taskvec_norms(double *out, const nn_dict *tau)
{
    size_t i, e;
    double all = 0;
    for (i = 0; i < tau->count; i++) {
        const nn_tensor *t = &tau->items[i].value;
        size_t n = nn_tensor_count(t);
        double sq = 0;
        if (t->dtype == NN_F64) sq = nn_dot_f64(nn_f64(t), nn_f64(t), n);
        else for (e = 0; e < n; e++) { double v = nni_at(t, e); sq += v * v; }
        if (out) out[i] = nni_sqrt(sq);
        all += sq;
    }
    return nni_sqrt(all);
}
NN_DEF double nn_dict_distance(const nn_dict *a, const nn_dict *b, const char *pattern)
{
    size_t i, e, common = 0;
    double d2 = 0, a2 = 0;
    for (i = 0; i < a->count; i++) {
        const nn_tensor *x = &a->items[i].value, *y;
        size_t n = nn_tensor_count(x);
        if (!nn_name_match(pattern, a->items[i].name)) continue;
        y = nni_partner("", a, i, b, NULL);
        if (!y) continue;
        common++;
        for (e = 0; e < n; e++) { double p = nni_at(x, e), q = p - nni_at(y, e); d2 += q * q; a2 += p * p; }
    }
    if (common == 0) return NAN;
    return d2 == 0 ? 0 : a2 > 0 ? nni_sqrt(d2) / nni_sqrt(a2) : HUGE_VAL;
}


/* ---- [QUANTIZE] --------------------------------------------------------- */

NNI_FN int nni_quantizes(const nn_mlp_quant *q, const char *name)
{
    return q->how.kind != NN_QUANT_NONE && nn_name_match(q->pattern ? q->pattern : "*.weight", name);
}
NN_DEF nn_status nn_mlp_quantize_into(float *params, const nn_mlp *m, const nn_mlp_quant *q, nn_error *err)
{
    char name[NN_MLP_NAME + 8];
    size_t i;
    nn_error e = NN_ZERO;
    if (params != m->params) memcpy(params, m->params, m->n_params * sizeof(float));
    if (q->precision == NN_F16 || q->precision == NN_BF16) {
        nn_status s = nn_round_to(params, m->n_params, q->precision, err);
        if (s != NN_OK) return s;
    } else if (q->precision != NN_DTYPE_NONE && q->precision != NN_F32)
        return nn_error_set(err, NN_E_ARG,
                        "nn_mlp_quantize: precision must be f32, f16 or bf16, got %s",
                        nn_dtype_name(q->precision));
    for (i = 0; i < 2 * m->n_layers; i++) {
        const nn_mlp_layer *y = &m->layers[i / 2];
        float *p = params + y->offset + (i & 1 ? y->n_in * y->n_out : 0);
        nn_status s;
        (void)nn_mlp_param(m, i, name);
        if (!nni_quantizes(q, name)) continue;
        s = i & 1 ? nn_fake_quantize(p, p, 1, y->n_out, &q->how, &e) :
                    nn_fake_quantize(p, p, y->n_out, y->n_in, &q->how, &e);
        if (s != NN_OK) return nn_error_set(err, s, "nn_mlp_quantize: '%s': %s", name, e.msg);
    }
    return NN_OK;
}
NN_DEF nn_status nn_mlp_quantize(nn_mlp *m, const nn_mlp_quant *q, nn_error *err)
{
    float *copy = (float *)nni_new(m->n_params, sizeof(float), &m->alloc);
    nn_status s;
    if (!copy)
        return nn_error_set(err, NN_E_NOMEM, "nn_mlp_quantize: out of memory for %zu parameters",
                        m->n_params);
    s = nn_mlp_quantize_into(copy, m, q, err);
    if (s == NN_OK) memcpy(m->params, copy, m->n_params * sizeof(float));
    nn_mem_free(copy, m->n_params * sizeof(float), &m->alloc);
    return s;
}
/* NAME + suffix */
NNI_FN const char *nni_suffixed(char *buf, const char *name, const char *suffix)
{
    (void)snprintf(buf, NN_MLP_NAME + 20, "%s%s", name, suffix);
    return buf;
}
NN_DEF nn_status nn_mlp_quant_state(const nn_mlp *m, nn_dict *d, const nn_mlp_quant *q, nn_error *err)
{
    char name[NN_MLP_NAME + 8], full[NN_MLP_NAME + 20];
    nn_mlp *r = NULL;
    nn_mlp_quant rounding = *q;
    nn_dict part = NN_ZERO;
    size_t i, k;
    nn_status s = nn_mlp_copy(&r, m, NULL, err);
    if (s != NN_OK) return s;
    part.alloc = d->alloc;
    rounding.how.kind = NN_QUANT_NONE;
    s = nn_mlp_quantize_into(r->params, r, &rounding, err);
    for (i = 0; i < 2 * m->n_layers && s == NN_OK; i++) {
        nn_tensor v = nn_mlp_param(r, i, name), t = NN_ZERO;
        nn_quant z = NN_ZERO;
        if (!nni_quantizes(q, name)) {
            s = nn_tensor_copy(&t, &v, &d->alloc, err);
            if (s == NN_OK && (s = nn_dict_put(&part, name, &t, err)) != NN_OK) nn_tensor_free(&t);
            continue;
        }
        s = nn_quantize(&z, &v, &q->how, err);
        if (s != NN_OK) break;
        s = nn_tensor_make1(&t, NN_I64, v.ndim, &d->alloc, err);
        if (s == NN_OK) for (k = 0; k < v.ndim; k++) nn_i64(&t)[k] = (int64_t)v.shape[k];
        if (s == NN_OK) s = nn_dict_put(&part, nni_suffixed(full, name, ".packed"), &z.packed, err);
        if (s == NN_OK) s = nn_dict_put(&part, nni_suffixed(full, name, ".scale"), &z.scale, err);
        if (s == NN_OK) s = nn_dict_put(&part, nni_suffixed(full, name, ".shape"), &t, err);
        nn_tensor_free(&t);
        nn_quant_free(&z);
    }
    nn_mlp_destroy(r);
    for (i = 0; i < part.count && s == NN_OK; i++)
        s = nn_dict_put(d, part.items[i].name, &part.items[i].value, err);
    if (s != NN_OK)
        for (k = 0; k + 1 < i && k < part.count; k++) (void)nn_dict_remove(d, part.items[k].name);
    nn_dict_free(&part);
    return s;
}
NN_DEF nn_status nn_mlp_quant_load(nn_mlp *m, const nn_dict *d, nn_quant_kind kind, nn_error *err)
{
    char name[NN_MLP_NAME + 8], full[NN_MLP_NAME + 20];
    float *params = (float *)nni_new(m->n_params, sizeof(float), &m->alloc);
    size_t i, k;
    nn_status s = params ?
                      NN_OK :
                      nn_error_set(err, NN_E_NOMEM,
                               "nn_mlp_quant_load: out of memory for %zu parameters", m->n_params);
    for (i = 0; i < 2 * m->n_layers && s == NN_OK; i++) {
        nn_tensor v = nn_mlp_param(m, i, name), w = NN_ZERO, *t = nn_dict_get(d, name), *packed,
                  *scale, *shape;
        float *to = params + (nn_f32(&v) - m->params);
        size_t n = nn_tensor_count(&v);
        int fits = 1;
        nn_quant z = NN_ZERO;
        if (t) {
            if (t->dtype != NN_F32 || !nni_same_shape(t, &v)) {
                s = nn_error_set(err, NN_E_ARG, "nn_mlp_quant_load: '%s' has another shape or dtype",
                             name);
                break;
            }
            memcpy(to, t->data, n * sizeof(float));
            continue;
        }
        packed = nn_dict_get(d, nni_suffixed(full, name, ".packed"));
        scale = nn_dict_get(d, nni_suffixed(full, name, ".scale"));
        shape = nn_dict_get(d, nni_suffixed(full, name, ".shape"));
        if (!packed || !scale || !shape) {
            s = nn_error_set(err, NN_E_ARG, "nn_mlp_quant_load: '%s' is missing", name);
            break;
        }
        if (packed->dtype != NN_U8 || scale->dtype != NN_F32 || shape->dtype != NN_I64 ||
            nn_tensor_count(shape) != v.ndim ||
            nn_tensor_count(packed) != nn_quant_bytes(kind, n) ||
            (nn_tensor_count(scale) != 1 && nn_tensor_count(scale) != v.shape[0]))
            fits = 0;
        for (k = 0; fits && k < v.ndim; k++) if (nn_i64(shape)[k] != (int64_t)v.shape[k]) fits = 0;
        if (!fits) {
            s = nn_error_set(err, NN_E_ARG,
                         "nn_mlp_quant_load: '%s' does not fit a parameter of %zu elements in %s",
                         name, n, nn_quant_kind_name(kind));
            break;
        }
        z.kind = kind;
        z.ndim = v.ndim;
        z.count = n;
        for (k = 0; k < v.ndim; k++) z.shape[k] = v.shape[k];
        z.scale = *scale;
        z.scale.capacity = 0;            /* borrowed */
        z.packed = *packed;
        z.packed.capacity = 0;
        s = nn_dequantize(&w, &z, &m->alloc, err);
        if (s == NN_OK) memcpy(to, w.data, n * sizeof(float));
        nn_tensor_free(&w);
    }
    if (s == NN_OK) memcpy(m->params, params, m->n_params * sizeof(float));
    nn_mem_free(params, m->n_params * sizeof(float), &m->alloc);
    return s;
}
NN_DEF size_t nn_mlp_quant_bytes(const nn_mlp *m, const nn_mlp_quant *q)
{
    char name[NN_MLP_NAME + 8];
    size_t i, total = 0, width = q->precision == NN_F16 || q->precision == NN_BF16 ? 2 : 4;
    for (i = 0; i < 2 * m->n_layers; i++) {
        nn_tensor v = nn_mlp_param(m, i, name);
        size_t n = nn_tensor_count(&v);
        total +=
            nni_quantizes(q, name) ?
                nn_quant_bytes(q->how.kind, n) +
                    (q->how.drop_scale ? 0 :
                                         4 * (q->how.per_channel && v.ndim > 1 ? v.shape[0] : 1)) :
                n * width;
    }
    return total;
}


#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_MLP_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
