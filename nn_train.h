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
 * QUICK START
 *     nn_train_set train = NN_ZERO;          x [n, n_in] and labels [n] are yours and stay yours
 *     nn_train_desc d = NN_ZERO;             zero means "default": Adam 1e-3, batches of 32, cross-entropy, 10 epochs
 *     nn_train_result r = NN_ZERO;
 *     train.x = x;  train.labels = labels;  train.n = n;
 *     d.epochs = 20;  d.seed = 7;
 *     if (nn_train_fit(model, &train, NULL, &d, &r, &e) != NN_OK) return 1;       model: nn_mlp_create
 *     ... r.train_loss[r.epochs - 1] ...
 *     nn_train_result_free(&r);
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
/* Per row i, with logits z [C] and weight w_i (NULL = 1):
 *   CE     c_y = class_weight[y] (1 if NULL), e = label_smoothing, p = softmax(z):
 *          l_i = w_i ((1 - e) c_y (-log p_y) + e/C sum_c c_c (-log p_c));  mean: sum l_i / sum w_i c_(y_i)
 *   BCE    t in [0,1], q = pos_weight[c] (1 if NULL):  l = w_i (-q t log s(z) - (1 - t) log(1 - s(z))), s = sigmoid
 *   MSE    l = w_i (z - t)^2
 *   HUBER  d = |z - t|:  l = w_i (d <= delta ? d^2 / 2 : delta (d - delta / 2))          BCE, MSE, HUBER mean: sum l / (C sum w_i)
 * as PyTorch's CrossEntropyLoss, BCEWithLogitsLoss, MSELoss, HuberLoss when w = 1. */
typedef enum nn_loss { NN_LOSS_DEFAULT = 0 /* CE */, NN_LOSS_CE, NN_LOSS_BCE, NN_LOSS_MSE, NN_LOSS_HUBER } nn_loss;
typedef enum nn_reduction {
    NN_REDUCE_DEFAULT = 0,      /* weighted mean, as above */
    NN_REDUCE_SUM,
    NN_REDUCE_ROWS              /* sum l / (rows, times C but for CE): weights then scale the step too */
} nn_reduction;
typedef struct nn_loss_desc {
    nn_loss kind;
    nn_reduction reduction;
    double label_smoothing;     /* CE: 0 <= e < 1 */
    const float *class_weight;  /* CE: [C] >= 0 or NULL; must outlive its uses */
    const float *pos_weight;    /* BCE: [C] > 0 or NULL */
    double delta;               /* HUBER: > 0; 0 = 1 */
} nn_loss_desc;
NN_DEF const char *nn_loss_name(nn_loss k);      /* "ce", "bce", "mse", "huber" */
NN_DEF nn_loss nn_loss_parse(const char *name);  /* NN_LOSS_DEFAULT when unknown */
/* nn_loss_eval: value (may be NULL), and gradient by the logits.
 *   dz [n,C] out  overwritten; NULL = not wanted; may be z
 *   z  [n,C] in
 *   labels [n]    CE: 0 .. C-1
 *   targets [n,C] the others (BCE with targets NULL and C = 1 takes labels 0 / 1)
 *   weight [n]    per row, >= 0, or NULL
 *   row_loss [n]  out, l_i of each row (mean over C for BCE, MSE, HUBER), or NULL
 * No allocation. NN_E_ARG: a label out of range (names the row), no targets, a desc out of range, n or c 0. A sum of weights of 0 gives value 0, gradient 0. */
NN_DEF nn_status nn_loss_eval(const nn_loss_desc *d, double *value, float *dz, const float *z, const int64_t *labels, const float *targets,
                              const float *weight, float *row_loss, size_t n, size_t c, nn_error *err);

/* ==== [OPTIM] optimizers and schedules =================================== */
/* Arithmetic of PyTorch 2.x's single-tensor CPU path, operation by operation. */
#define NN_OFF (-1.0)           /* in a field where 0 means default: a literal 0 */
typedef struct nn_optim_desc {
    nn_opt kind;                /* 0 = Adam */
    double lr;                  /* 0 = 1e-3 (SGD, RMSprop: 1e-2) */
    double momentum;            /* SGD, RMSprop: 0 = none */
    double dampening;           /* SGD */
    int    nesterov;            /* SGD: needs momentum > 0 and dampening 0 */
    double beta1, beta2;        /* Adam, AdamW: 0 = 0.9, 0.999; RMSprop's alpha = beta2: 0 = 0.99; NN_OFF = 0 */
    double eps;                 /* 0 = 1e-8 */
    double weight_decay;        /* L2 in the gradient; AdamW decoupled: 0 = 1e-2 there, none elsewhere; NN_OFF = none */
    double head_lr;             /* learning rate of the head; 0 = lr. Schedules scale both */
    const struct nn_optim_group *groups; size_t n_groups;     /* further exceptions, read during create; the first that matches wins */
} nn_optim_desc;
typedef struct nn_optim_group {
    const char *pattern;        /* names of parameters: nn_name_match */
    double lr;                  /* 0 = the desc's (head_lr for the head); NN_OFF = 0: the tensors stay as they are */
    double weight_decay;        /* 0 = the desc's; NN_OFF = none ("*.bias") */
} nn_optim_group;

typedef enum nn_schedule_kind {
    NN_SCHEDULE_DEFAULT = 0,    /* constant */
    NN_SCHEDULE_CONSTANT,
    NN_SCHEDULE_STEP,           /* gamma ^ floor(epoch / every)                                     torch StepLR */
    NN_SCHEDULE_COSINE,         /* floor + (1 - floor) (1 + cos(pi epoch / period)) / 2             torch CosineAnnealingLR, closed form; stays at floor after period */
    NN_SCHEDULE_EXPONENTIAL,    /* gamma ^ epoch */
    NN_SCHEDULE_PLATEAU         /* times gamma when the monitored value has not improved by 1e-4 (relative) for more than `patience` epochs */
} nn_schedule_kind;
typedef struct nn_schedule {    /* factor on every learning rate; epochs count from 0 */
    nn_schedule_kind kind;
    size_t every;               /* STEP: epochs; 0 = 30 */
    double gamma;               /* STEP, PLATEAU: 0 = 0.1; EXPONENTIAL: 0 = 0.95 */
    size_t period;              /* COSINE: epochs; 0 = the run's epochs */
    double floor;               /* COSINE, PLATEAU: smallest factor, 0..1 */
    size_t patience;            /* PLATEAU: 0 = 10 */
    size_t warmup;              /* with any kind: the first `warmup` steps (mini-batches) times (step + 1) / warmup */
} nn_schedule;
/* nn_schedule_factor: factor of a (0-based) epoch and global step; PLATEAU: plateau = the factor reached so far (else ignored). */
NN_DEF double nn_schedule_factor(const nn_schedule *s, size_t epoch, uint64_t step, size_t epochs, double plateau);
NN_DEF const char *nn_opt_name(nn_opt o);        /* "sgd", "adam", "adamw", "rmsprop" */
NN_DEF nn_opt nn_opt_parse(const char *name);    /* NN_OPT_DEFAULT when unknown */

/* ==== [LOOP] the training loop =========================================== */
/* Rows to learn from or to be judged by. Everything is the caller's and must outlive the trainer. */
typedef struct nn_train_set {
    const float   *x; size_t ldx;      /* dense rows [n, n_in]; ldx 0 = n_in */
    const int32_t *tokens; size_t length, vocab;     /* or token rows [n, length]: nn_mlp_input */
    const int64_t *labels;             /* [n]: CE; BCE with one logit (0 / 1) */
    const float   *targets;            /* [n, n_out]: BCE, MSE, HUBER */
    const float   *weight;             /* [n] >= 0 per row, or NULL */
    size_t n;
} nn_train_set;
/* nn_train_set_make: from tensors: x NN_F32 [n,d], y NN_I64 [n] (labels) or NN_F32 [n] or [n,c] (targets). Views, nothing is copied. */
NN_DEF nn_status nn_train_set_make(nn_train_set *s, const nn_tensor *x, const nn_tensor *y, nn_error *err);

typedef enum nn_shuffle {
    NN_SHUFFLE_DEFAULT = 0,     /* our own stream (seed, NN_STREAM_SHUFFLE, epoch) */
    NN_SHUFFLE_TORCH,           /* DataLoader(shuffle=True): two draws of 64 bits from the default generator per epoch, then randperm of a new one */
    NN_SHUFFLE_TORCH_GENERATOR, /* DataLoader(shuffle=True, generator=g) */
    NN_SHUFFLE_NONE,            /* rows in order */
    NN_SHUFFLE_GIVEN            /* order[n] of the desc, the same in every epoch */
} nn_shuffle;
typedef enum nn_monitor {
    NN_MONITOR_DEFAULT = 0,     /* validation loss (training loss without a validation part) */
    NN_MONITOR_LOSS,
    NN_MONITOR_METRIC,          /* validation metric, higher is better */
    NN_MONITOR_TRAIN_LOSS
} nn_monitor;
typedef enum nn_train_end {
    NN_END_EPOCHS = 0,          /* all epochs done */
    NN_END_PATIENCE,            /* early stopping */
    NN_END_CALLBACK,            /* a callback asked to stop */
    NN_END_TARGET               /* stop_at reached */
} nn_train_end;
struct nn_trainer;
/* What callbacks see. Per epoch all fields hold; per step loss is that batch's and the validation fields are those of the last epoch. */
typedef struct nn_train_event {
    struct nn_trainer *trainer;
    size_t   epoch, epochs;     /* epoch from 1; epochs to do in all */
    uint64_t step, steps;       /* steps done since the start; steps per epoch */
    double   loss;              /* step: of the batch; epoch: mean over the epoch's batches, weighted by their rows, before each update */
    double   metric;            /* training metric of the epoch: share of right rows seen (CE, BCE), else NaN */
    double   val_loss, val_metric;       /* NaN without a validation part */
    double   lr;                /* the backbone's */
    int      improved;          /* epoch: the monitored value is the best so far */
} nn_train_event;
typedef int (*nn_train_callback)(const nn_train_event *e, void *user);      /* return non-zero to stop after this step or epoch */

typedef struct nn_train_desc {
    size_t epochs;              /* 0 = 10 */
    size_t batch_size;          /* 0 = 32; cut to n */
    int    drop_last;           /* 1 = no smaller last batch */
    nn_loss_desc loss;
    nn_optim_desc optim;
    nn_schedule schedule;
    nn_shuffle shuffle;
    const size_t *order;        /* NN_SHUFFLE_GIVEN: [n], read at every epoch */
    nn_torch_rng *torch_rng;    /* TORCH kinds: the generator to share and move on (e.g. the one that made the model); NULL = a fresh manual_seed(seed) */
    uint64_t seed;              /* 0 = 1; shuffling and dropout; literal_seed takes 0 as it is */
    int    literal_seed;
    double clip_norm;           /* > 0: gradients scaled to at most this global norm (clip_grad_norm_, which adds 1e-6 to the norm) */
    double clip_value;          /* > 0: each gradient cut to [-v, v] */
    size_t patience;            /* > 0: stop after this many epochs without improvement of the monitored value */
    double min_delta;           /* an improvement is more than this */
    int    keep_best;           /* 1 = nn_trainer_run / nn_train_fit leave the best epoch's weights in the model */
    nn_monitor monitor;
    double stop_at;             /* 0 = off; stop when the monitored loss is <= (metric: >=) this */
    double diverged;            /* a batch loss above this is NN_E_NONFINITE; 0 = only NaN and Inf are */
    size_t eval_every;          /* validate every so many epochs (and the last); 0 = 1 */
    double (*metric)(const float *out, const nn_train_set *set, size_t first, size_t n, void *user);   /* NULL = share of right rows; else the SUM over
                                   these rows of a validation metric (rows first..first+n of the set, out [n, n_out]); divided by the set's n */
    nn_train_callback on_step, on_epoch;
    void  *user;
    int    threads;             /* 0 = all; products split only where it gains; same bits for any number */
    int    no_fuse;             /* 1 = gradients always go to memory first (same bits, slower): for looking at them */
    const struct nn_mlp_quant *qat;      /* not NULL: straight-through quantization-aware training: forward and backward see quantized weights, the
                                   update moves the float ones */
    nn_alloc alloc;             /* all zero = the model's */
} nn_train_desc;

typedef struct nn_train_result {
    size_t   epochs;            /* done, over resumed runs too */
    uint64_t steps;
    size_t   best_epoch;        /* from 1; 0 = none */
    double   best;              /* its monitored value */
    nn_train_end end;
    double  *train_loss, *train_metric, *val_loss, *val_metric, *lr;     /* [epochs]; NaN where there is none */
    double  *history; size_t history_count;  /* the block they stand in */
    nn_alloc alloc;
} nn_train_result;
NN_DEF void nn_train_result_free(nn_train_result *r);

/* nn_train_fit: the whole run: nn_trainer_create, nn_trainer_run, nn_trainer_destroy. val NULL = no validation part; result may be NULL.
 *   NN_E_ARG          the sets do not fit the model or the loss, a desc out of range, no rows
 *   NN_E_NONFINITE    a batch's loss is NaN, Inf or above `diverged`: err names epoch and step; the weights are those before that step's update
 *   NN_E_UNSUPPORTED  the CPU flushes denormals to zero (somebody linked with -ffast-math): results would differ from other machines'
 *   NN_E_NOMEM        before the first step, never later */
NN_DEF nn_status nn_train_fit(nn_mlp *m, const nn_train_set *train, const nn_train_set *val, const nn_train_desc *d, nn_train_result *result, nn_error *err);
/* nn_train_bytes: exact bytes that nn_trainer_create will take for these; 0 = overflow or a bad desc. */
NN_DEF size_t nn_train_bytes(const nn_mlp *m, const nn_train_set *train, const nn_train_set *val, const nn_train_desc *d);

/* The same run, stepwise: for own loops. Plain, to look inside; nothing in it is meant to be changed but desc's callbacks. */
typedef struct nn_trainer {
    nn_mlp *model;
    nn_train_set train, val;        /* val.n 0 = none */
    nn_train_desc desc;             /* with the defaults filled in */
    size_t   epoch;                 /* complete epochs so far */
    uint64_t step;                  /* updates so far */
    double   plateau;               /* factor of NN_SCHEDULE_PLATEAU */
    size_t   plateau_bad, bad;      /* epochs without improvement: plateau's, early stopping's */
    double   plateau_best, best;
    size_t   best_epoch;
    nn_train_end end; int stopped;
    float   *m1, *m2;               /* [n_params] moments, or NULL where the optimizer has none */
    float   *grads;                 /* [n_params]: clipping, no_fuse, qat; else NULL */
    float   *best_params;           /* [n_params] with keep_best, else NULL */
    nn_mlp_work work;
    size_t  *order;                 /* [n] rows of the epoch */
    float   *bx; int32_t *bt; int64_t *bl; float *by, *bw;     /* the gathered batch */
    float   *dz, *row_loss;
    struct nni_tensor_group *group; /* [2 n_layers] learning rate and decay of each tensor */
    const nn_update **updates; nn_update *update_pool;
    double  *history;               /* [5][epochs] */
    nn_torch_rng torch_rng;         /* when the desc brings none */
    void    *block; size_t bytes;
} nn_trainer;
NN_DEF nn_status nn_trainer_create(nn_trainer **t, nn_mlp *m, const nn_train_set *train, const nn_train_set *val, const nn_train_desc *d, nn_error *err);
NN_DEF void      nn_trainer_destroy(nn_trainer *t);
/* nn_trainer_run: the epochs that are left, with early stopping, best weights and callbacks; result (may be NULL) as of nn_train_fit. */
NN_DEF nn_status nn_trainer_run(nn_trainer *t, nn_train_result *result, nn_error *err);
/* nn_trainer_epoch: one epoch over the training set and one validation; e (may be NULL) receives what on_epoch would see (and on_epoch sees). */
NN_DEF nn_status nn_trainer_epoch(nn_trainer *t, nn_train_event *e, nn_error *err);
/* nn_trainer_step: one update on the given rows of the training set (n_rows <= batch_size; rows may repeat). loss (may be NULL): the batch's, before the update. */
NN_DEF nn_status nn_trainer_step(nn_trainer *t, const size_t *rows, size_t n_rows, double *loss, nn_error *err);
/* nn_trainer_step_batch: one update on a batch of the caller's own (n <= batch_size), same kind of input and target as the training set. */
NN_DEF nn_status nn_trainer_step_batch(nn_trainer *t, const nn_train_set *batch, double *loss, nn_error *err);
/* nn_trainer_evaluate: loss and metric over any set, no update, no allocation. */
NN_DEF nn_status nn_trainer_evaluate(nn_trainer *t, const nn_train_set *set, double *loss, double *metric, nn_error *err);
/* nn_trainer_state: everything a resumed run needs, put into *d as copies, names "state.*": moments, best weights, counters, generator,
 * history, and the model's own parameters under "model.". nn_trainer_restore: into a trainer made with the same model shape, sets and desc (more epochs
 * are fine); the run then ends in the same bits as one that was never interrupted. Between epochs only. NN_E_ARG: something is missing or
 * of another shape; nothing is changed then. */
NN_DEF nn_status nn_trainer_state(const nn_trainer *t, nn_dict *d, nn_error *err);
NN_DEF nn_status nn_trainer_restore(nn_trainer *t, const nn_dict *d, nn_error *err);

/* nn_train_evaluate: loss and metric of a model on a set; out [n, n_out] receives the outputs, or NULL. Allocates one workspace. loss desc NULL = CE. */
NN_DEF nn_status nn_train_evaluate(const nn_mlp *m, const nn_train_set *set, const nn_loss_desc *loss_desc, double *loss, double *metric, float *out,
                                   int threads, nn_error *err);

/* Two stages, one model (WORKFLOWS.md section 2): stage 1 learns from corrupted labels until the clean validation loss is <= improve_ratio times
 * that after epoch 1: the degraded model. Stage 2 goes on with clean labels, a new optimizer and lr x lr_factor, and keeps the weights with the lowest
 * validation loss: the improved model. */
typedef struct nn_two_stage_desc {
    nn_train_desc train;            /* both stages: batch size, loss (BCE when 0), optimizer (Adam), seed, patience (stage 2); epochs are below; callbacks see both */
    nn_train_set corrupted, clean;  /* the same rows, other labels */
    nn_train_set val;               /* clean, required */
    size_t stage1_epochs;           /* most; 0 = 10 */
    size_t stage2_epochs;           /* 0 = 10 */
    double improve_ratio;           /* 0 = 0.95 */
    double lr_factor;               /* 0 = 0.1 */
} nn_two_stage_desc;
typedef struct nn_two_stage_result {
    int    accepted;                /* 0 = no stage-1 epoch reached the ratio ("stage1_no_improvement"): stage 2 was not run */
    nn_train_result stage1, stage2;
    double degraded_loss, improved_loss;          /* clean validation loss of the two models */
    double degraded_metric, improved_metric;
} nn_two_stage_result;
/* nn_train_two_stage: m is trained in place and is the improved model in the end; degraded (a model of the same shape) receives the degraded weights. */
NN_DEF nn_status nn_train_two_stage(nn_mlp *m, nn_mlp *degraded, const nn_two_stage_desc *d, nn_two_stage_result *r, nn_error *err);
NN_DEF void nn_two_stage_result_free(nn_two_stage_result *r);

/* ==== [POPULATION] many small models ===================================== */
/* nn_population_run: job(i) for i in [0, n), one job per thread at a time, each on one thread inside, so that the result of job i does not
 * depend on the others or on the number of threads. Jobs write to places of their own. All jobs run even when one fails; the status and error of
 * the lowest failing i are returned. threads 0 = all. */
typedef nn_status (*nn_population_job)(size_t i, void *user, nn_error *err);
NN_DEF nn_status nn_population_run(size_t n, nn_population_job job, void *user, int threads, nn_error *err);
/* nn_train_population: nn_train_fit of model[i] on train[i] (and val[i]; val NULL = none) with desc[i], for n models of any shapes; a stride of 0
 * repeats entry 0: one desc or one set for all. result [n] or NULL; status [n] or NULL receives each one's own. */
NN_DEF nn_status nn_train_population(nn_mlp *const *model, size_t n, const nn_train_set *train, size_t train_stride, const nn_train_set *val, size_t val_stride,
                                     const nn_train_desc *desc, size_t desc_stride, nn_train_result *result, nn_status *status, int threads, nn_error *err);

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
/* Analytic gradients against central differences (f(p + h) - f(p - h)) / 2h, f in double, differences signed: a gradient of the wrong sign
 * never passes. The error of an element is |analytic - numeric| / (largest |numeric| of its tensor + 1e-8). Where a ReLU's input changes sign between
 * p - h and p + h, or comes within reach, the quotient is not a derivative: counted as skipped. */
typedef struct nn_grad_report {
    size_t checked, skipped;
    double worst;               /* largest error of all */
    double worst_analytic, worst_numeric;
    size_t worst_index;         /* of that element in its tensor (nn_grad_check_fn: in p) */
    char   worst_name[NN_MLP_NAME + 8];     /* "layers.0.0.weight", or "input" */
    double *per;                /* [2 n_layers + 1] or NULL, caller's: worst error of each tensor, the input last */
} nn_grad_report;
/* nn_grad_check: backward of the model and loss on a set, every parameter (every `stride`-th of large tensors; 0 = all) and the input. h 0 = 1e-6.
 * Dense and token inputs; dropout off. Slow: for tests. The report's `per` is read before the call, the rest is written. */
NN_DEF nn_status nn_grad_check(const nn_mlp *m, const nn_loss_desc *loss, const nn_train_set *set, double h, size_t stride, nn_grad_report *r, nn_error *err);
/* nn_grad_check_fn: the same for any function of n doubles: f returns the value at p and may set *kink (else 0) when it is not smooth there.
 * p is moved and put back. */
NN_DEF nn_status nn_grad_check_fn(double (*f)(const double *p, size_t n, int *kink, void *user), double *p, const double *analytic, size_t n, void *user,
                                  double h, nn_grad_report *r, nn_error *err);
/* nn_mlp_forward_f64: the model in double (weights as they are), a plain reference: out [n, n_out], one row at a time. zmin (may be NULL)
 * receives the smallest |pre-activation| of a relu or leaky_relu met. */
NN_DEF nn_status nn_mlp_forward_f64(const nn_mlp *m, const double *params, double *out, const double *x, size_t n, double *zmin, nn_error *err);
/* nn_loss_f64: nn_loss_eval's value in double. */
NN_DEF double nn_loss_f64(const nn_loss_desc *d, const double *z, const int64_t *labels, const float *targets, const float *weight, size_t n, size_t c);

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
