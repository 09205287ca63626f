/* nn_train.h - v0.1.0 - making it learn, in plain C99
 *
 * DOES      Losses, optimizers, schedules, the mini-batch loop, early stopping, best weights, metrics (classification,
 *           regression, fairness), gradient checks, logistic and ridge regression, population
 *           training, bilevel (MAML) training.
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
#define NN_TRAIN_VERSION_NUM 101
#if NN_VERSION_NUM != 101 || NN_MLP_VERSION_NUM != 101
#error "nn_train.h and nn_tensor.h or nn_mlp.h are of two versions: take all nn_*.h from one place"
#endif
#ifdef NN_NO_LINALG
#error "nn_train.h [REGRESSION] stands on nn_tensor.h [LINALG]: drop NN_NO_LINALG"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [LOSS] losses ====================================================== */
/* Per row i, with logits z [C] and weight w_i (NULL = 1):
 *   CE     c_y = class_weight[y] (1 if NULL), e = label_smoothing, p = softmax(z):
 *          l_i = w_i ((1 - e) c_y (-log p_y) + e/C sum_c c_c (-log p_c));  mean: sum l_i / sum w_i c_(y_i)
 *   BCE  t in [0,1], q = pos_weight[c] (1 if NULL):  l = w_i (-q t log s(z) - (1 - t) log(1 -
 *          s(z))), s = sigmoid
 *   MSE    l = w_i (z - t)^2
 *   HUBER  d = |z - t|:  l = w_i (d <= delta ? d^2 / 2 : delta (d - delta / 2))  BCE, MSE, HUBER
 *          mean: sum l / (C sum w_i)
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
 * No allocation. NN_E_ARG: a label out of range (names the row), no targets, a desc out of range, n
 *   or c 0. A sum of weights of 0 gives value 0, gradient 0. */
NN_DEF nn_status nn_loss_eval(const nn_loss_desc *d, double *value, float *dz, const float *z,
                              const int64_t *labels, const float *targets, const float *weight,
                              float *row_loss, size_t n, size_t c, nn_error *err);

/* ==== [OPTIM] optimizers and schedules =================================== */
/* Arithmetic of PyTorch 2.x's single-tensor CPU path, operation by operation. */
#define NN_OFF (-1.0)           /* in a field where 0 means default: a literal 0 */
typedef struct nn_optim_desc {
    nn_opt kind;                /* 0 = Adam */
    double lr;                  /* 0 = 1e-3 (SGD, RMSprop: 1e-2; NAdam 2e-3, Lion 1e-4) */
    double momentum;            /* SGD, RMSprop: 0 = none */
    double dampening;           /* SGD */
    int    nesterov;            /* SGD: needs momentum > 0 and dampening 0 */
    double beta1, beta2;        /* 0 = 0.9, 0.999 (Lion: 0.9, 0.99; RMSprop's alpha = beta2: 0.99);
                                   NN_OFF = 0 */
    double eps;                 /* 0 = 1e-8 */
    double weight_decay;        /* L2 in the gradient; AdamW (0 = 1e-2), Lion: decoupled; 0 elsewhere
                                   and NN_OFF = none */
    int    amsgrad;             /* Adam, AdamW: divide by the largest second moment so far */
    double head_lr;             /* learning rate of the head; 0 = lr. Schedules scale both */
    /* further exceptions, read during create; the first that matches wins */
    const struct nn_optim_group *groups; size_t n_groups;
} nn_optim_desc;
typedef struct nn_optim_group {
    const char *pattern;        /* names of parameters: nn_name_match */
    double lr;                  /* 0 = the desc's (head_lr for the head); NN_OFF: tensors stay as they are */
    double weight_decay;        /* 0 = the desc's; NN_OFF = none ("*.bias") */
} nn_optim_group;

/* How the learning rate goes. */
typedef enum nn_schedule_kind {
    NN_SCHEDULE_DEFAULT = 0,    /* constant */
    NN_SCHEDULE_CONSTANT,
    NN_SCHEDULE_STEP,           /* gamma ^ floor(epoch / every)  torch StepLR */
    NN_SCHEDULE_COSINE,         /* floor + (1 - floor) (1 + cos(pi epoch / period)) / 2  torch
                                   CosineAnnealingLR, closed form; stays at floor after period */
    NN_SCHEDULE_EXPONENTIAL,    /* gamma ^ epoch */
    NN_SCHEDULE_PLATEAU         /* times gamma when the monitored value has not improved by 1e-4
                                   (relative) for more than `patience` epochs */
} nn_schedule_kind;
typedef struct nn_schedule {    /* factor on every learning rate; epochs count from 0 */
    nn_schedule_kind kind;
    size_t every;               /* STEP: epochs; 0 = 30 */
    double gamma;               /* STEP, PLATEAU: 0 = 0.1; EXPONENTIAL: 0 = 0.95 */
    size_t period;              /* COSINE: epochs; 0 = the run's epochs */
    double floor;               /* COSINE, PLATEAU: smallest factor, 0..1 */
    size_t patience;            /* PLATEAU: 0 = 10 */
    size_t warmup;              /* any kind: the first `warmup` mini-batches times (step + 1) / warmup */
} nn_schedule;
/* nn_schedule_factor: factor of a (0-based) epoch and global step; PLATEAU: plateau = the factor
 * reached so far (else ignored). */
NN_DEF double nn_schedule_factor(const nn_schedule *s, size_t epoch, uint64_t step, size_t epochs,
                                 double plateau);
NN_DEF const char *nn_opt_name(nn_opt o);        /* "sgd", "adam", ...: NN_OPT_LIST */
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
/* nn_train_set_make: from tensors: x NN_F32 [n,d], y NN_I64 [n] (labels) or NN_F32 [n] or [n,c]
 * (targets). Views, nothing is copied. */
NN_DEF nn_status nn_train_set_make(nn_train_set *s, const nn_tensor *x, const nn_tensor *y, nn_error *err);

/* The order of the training rows in an epoch. */
typedef enum nn_shuffle {
    NN_SHUFFLE_DEFAULT = 0,     /* our own stream (seed, NN_STREAM_SHUFFLE, epoch) */
    NN_SHUFFLE_TORCH,           /* DataLoader(shuffle=True): two draws of 64 bits from the default
                                   generator per epoch, then randperm of a new one */
    NN_SHUFFLE_TORCH_GENERATOR, /* DataLoader(shuffle=True, generator=g) */
    NN_SHUFFLE_NONE,            /* rows in order */
    NN_SHUFFLE_GIVEN            /* order[n] of the desc, the same in every epoch */
} nn_shuffle;
/* What early stopping, best weights and the plateau schedule look at. */
typedef enum nn_monitor {
    NN_MONITOR_DEFAULT = 0,     /* validation loss (training loss without a validation part) */
    NN_MONITOR_LOSS,
    NN_MONITOR_METRIC,          /* validation metric, higher is better */
    NN_MONITOR_TRAIN_LOSS,
    NN_MONITOR_METRIC_LOSS      /* validation metric; of equal ones the lower validation loss */
} nn_monitor;
/* Why a run ended. */
typedef enum nn_train_end {
    NN_END_EPOCHS = 0,          /* all epochs done */
    NN_END_PATIENCE,            /* early stopping */
    NN_END_CALLBACK,            /* a callback asked to stop */
    NN_END_TARGET               /* stop_at reached */
} nn_train_end;
struct nn_trainer;
/* What callbacks see. Per epoch all fields hold; per step loss is that batch's and the validation
 * fields are those of the last epoch. */
typedef struct nn_train_event {
    struct nn_trainer *trainer;
    size_t   epoch, epochs;     /* epoch from 1; epochs to do in all */
    uint64_t step, steps;       /* steps done since the start; steps per epoch */
    double   loss;              /* step: of the batch; epoch: mean of its rows, before each update */
    double   metric;            /* of the epoch's training rows: share right (CE, BCE), else NaN */
    double   val_loss, val_metric;       /* NaN without a validation part */
    double   lr;                /* the backbone's */
    int      improved;          /* epoch: the monitored value is the best so far */
} nn_train_event;
/* return non-zero to stop after this step or epoch */
typedef int (*nn_train_callback)(const nn_train_event *e, void *user);

/* How to train; zero = 10 epochs of batches of 32, cross-entropy, Adam 1e-3. */
typedef struct nn_train_desc {
    size_t epochs;              /* 0 = 10 */
    size_t batch_size;          /* 0 = 32; cut to n */
    int    drop_last;           /* 1 = no smaller last batch */
    nn_loss_desc loss;
    nn_optim_desc optim;
    nn_schedule schedule;
    nn_shuffle shuffle;
    const size_t *order;        /* NN_SHUFFLE_GIVEN: [n], read at every epoch */
    nn_torch_rng *torch_rng;    /* TORCH kinds: the generator to share and move on (e.g. the one
                                   that made the model); NULL = a fresh manual_seed(seed) */
    int    torch_val_loader;    /* 1 = each validation takes 64 bits, as a DataLoader over it does */
    uint64_t seed;              /* 0 = 1; shuffling and dropout; literal_seed takes 0 as it is */
    int    literal_seed;
    double clip_norm;           /* > 0: most global norm (as clip_grad_norm_, which adds 1e-6 to it) */
    double clip_value;          /* > 0: each gradient cut to [-v, v] */
    size_t patience;            /* > 0: stop after so many epochs without a better monitored value */
    double min_delta;           /* an improvement is more than this */
    int    keep_best;           /* 1 = nn_trainer_run, nn_train_fit leave the best epoch's weights */
    nn_monitor monitor;
    double stop_at;             /* 0 = off; stop when the monitored loss is <= (metric: >=) this */
    double diverged;            /* a batch loss above this is NN_E_NONFINITE; 0 = only NaN and Inf are */
    size_t eval_every;          /* validate every so many epochs (and the last); 0 = 1 */
    /* NULL = share of right rows; else the SUM over these rows of a validation metric (rows
       first..first+n of the set, out [n, n_out]); divided by the set's n */
    double (*metric)(const float *out, const nn_train_set *set, size_t first, size_t n, void *user);
    nn_train_callback on_step, on_epoch;
    void  *user;
    int    threads;             /* most to use; 0 = all. Steps are timed with one and with all, now and then again
                                   (a busy machine), and the faster goes on: the same bits */
    int    fixed_threads;       /* 1 = always `threads`, no timing */
    int    no_fuse;             /* 1 = gradients go to memory first, to be looked at (same bits, slower) */
    const nn_mlp_quant *qat;    /* not NULL: passes see quantized weights, updates move the floats */
    nn_alloc alloc;             /* all zero = the model's */
} nn_train_desc;

/* What a run did; freed by nn_train_result_free. */
typedef struct nn_train_result {
    size_t   epochs;            /* done, over resumed runs too */
    uint64_t steps;
    size_t   best_epoch;        /* from 1; 0 = none */
    double   best;              /* its monitored value */
    nn_train_end end;
    /* [epochs]; NaN where there is none */
    double  *train_loss, *train_metric, *val_loss, *val_metric, *lr;
    double  *history; size_t history_count;  /* the block they stand in */
    nn_alloc alloc;
} nn_train_result;
/* nn_train_result_free: a zeroed result is fine. */
NN_DEF void nn_train_result_free(nn_train_result *r);

/* nn_train_fit: the whole run: nn_trainer_create, nn_trainer_run, nn_trainer_destroy. val NULL = no
 * validation part; result may be NULL.
 *   NN_E_ARG          the sets do not fit the model or the loss, a desc out of range, no rows
 *   NN_E_NONFINITE  a batch's loss is NaN, Inf or above `diverged`: err names epoch and step; the
 *                     weights are those before that step's update
 *   NN_E_UNSUPPORTED  nn_arithmetic_check says so: results would differ from other machines'
 *   NN_E_NOMEM        before the first step, never later */
NN_DEF nn_status nn_train_fit(nn_mlp *m, const nn_train_set *train, const nn_train_set *val,
                              const nn_train_desc *d, nn_train_result *result, nn_error *err);
/* nn_train_bytes: exact bytes that nn_trainer_create will take for these; 0 = overflow or a bad desc. */
NN_DEF size_t nn_train_bytes(const nn_mlp *m, const nn_train_set *train, const nn_train_set *val,
                             const nn_train_desc *d);

/* The same run, stepwise: for own loops. Plain, to look inside; nothing in it is meant to be
 * changed but desc's callbacks. */
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
    float   *m1, *m2;               /* [n_params] moments, or NULL where the optimizer has none;
                                       amsgrad: m2 [2][n_params], then the largest so far */
    float   *grads;                 /* [n_params]: clipping, no_fuse, small nets; else NULL */
    float   *best_params;           /* [n_params] with keep_best, else NULL */
    nn_mlp_work work, eval;         /* of batch_size rows for training, of up to 256 for evaluation */
    struct nni_small *small, *small_eval;     /* the same for small nets (then instead), or NULL */
    size_t  *order;                 /* [n] rows of the epoch */
    int64_t *perm;                  /* [n] TORCH kinds, else NULL */
    float   *bx; int32_t *bt; int64_t *bl; float *by, *bw;     /* the gathered batch */
    float   *dz, *row_loss;
    size_t  *group;                 /* [2 n_layers] of each tensor: index below; n_groups: not trained */
    double  *group_lr, *group_decay; size_t n_groups;
    nn_update *pool;                /* [n_groups] constants of the step */
    const nn_update **updates;      /* [2 n_layers] into pool, NULL = not trained */
    size_t   hits;                  /* right rows of the last step */
    int      team, team_most;       /* threads of the next step; most that may be tried */
    int      probe; uint64_t probe_at, hold;      /* timing: tried now (0 = nothing); next look; pause */
    double   probe_sec[2];          /* fastest step seen with one thread, with team_most */
    double  *history;               /* [5][epochs] */
    nn_torch_rng torch_rng;         /* when the desc brings none */
    void    *block; size_t bytes;
} nn_trainer;
NN_DEF nn_status nn_trainer_create(nn_trainer **t, nn_mlp *m, const nn_train_set *train,
                                   const nn_train_set *val, const nn_train_desc *d, nn_error *err);
NN_DEF void      nn_trainer_destroy(nn_trainer *t);
/* nn_trainer_run: the epochs that are left, with early stopping, best weights and callbacks; result
 * (may be NULL) as of nn_train_fit. */
NN_DEF nn_status nn_trainer_run(nn_trainer *t, nn_train_result *result, nn_error *err);
/* nn_trainer_epoch: one epoch over the training set and one validation; e (may be NULL) receives
 * what on_epoch would see (and on_epoch sees). */
NN_DEF nn_status nn_trainer_epoch(nn_trainer *t, nn_train_event *e, nn_error *err);
/* nn_trainer_step: one update on the given rows of the training set (n_rows <= batch_size; rows may
 * repeat). loss (may be NULL): the batch's, before the update. */
NN_DEF nn_status nn_trainer_step(nn_trainer *t, const size_t *rows, size_t n_rows, double *loss,
                                 nn_error *err);
/* nn_trainer_step_batch: one update on a batch of the caller's own (n <= batch_size), same kind of
 * input and target as the training set. */
NN_DEF nn_status nn_trainer_step_batch(nn_trainer *t, const nn_train_set *batch, double *loss,
                                       nn_error *err);
/* nn_trainer_evaluate: loss and metric over any set, no update, no allocation. */
NN_DEF nn_status nn_trainer_evaluate(nn_trainer *t, const nn_train_set *set, double *loss,
                                     double *metric, nn_error *err);
/* nn_trainer_state: everything a resumed run needs, put into *d as copies, names "state.*":
 * moments, best weights, counters, generator, history, and the model's own parameters under
 * "model.". Take it in on_epoch, or between calls of nn_trainer_epoch: after nn_trainer_run with
 * keep_best the model holds the best weights, not the
 *   last. nn_trainer_restore: into a trainer made with the same model shape, sets and desc (more
 *   epochs
 * are fine); the run then ends in the same bits as one that was never interrupted. Between epochs
 * only. NN_E_ARG: something is missing or of another shape; nothing is changed then. */
NN_DEF nn_status nn_trainer_state(const nn_trainer *t, nn_dict *d, nn_error *err);
NN_DEF nn_status nn_trainer_restore(nn_trainer *t, const nn_dict *d, nn_error *err);

/* nn_train_evaluate: loss and metric of a model on a set; out [n, n_out] receives the outputs, or
 * NULL. Allocates one workspace. loss desc NULL = CE. */
NN_DEF nn_status nn_train_evaluate(const nn_mlp *m, const nn_train_set *set,
                                   const nn_loss_desc *loss_desc, double *loss, double *metric,
                                   float *out, int threads, nn_error *err);

/* Two stages, one model (docs/workflows.md): stage 1 learns from corrupted labels until the
 * clean validation loss is <= improve_ratio times that after epoch 1: the degraded model. Stage 2
 * goes on with clean labels, a new optimizer and lr
 *   x lr_factor, and keeps the weights with the lowest
 * validation loss: the improved model. */
typedef struct nn_two_stage_desc {
    nn_train_desc train;            /* both stages: batch size, loss (BCE when 0), optimizer (Adam),
                                       seed, patience (stage 2); epochs are below; callbacks see
                                       both */
    nn_train_set corrupted, clean;  /* the same rows, other labels */
    nn_train_set val;               /* clean, required */
    size_t stage1_epochs;           /* most; 0 = 10 */
    size_t stage2_epochs;           /* 0 = 10 */
    double improve_ratio;           /* 0 = 0.95 */
    double lr_factor;               /* 0 = 0.1 */
    int    stage1_fixed;            /* 1 = stage 1 has exactly stage1_epochs, whatever its loss:
                                       improve_ratio is not looked at, every model is accepted */
    int    last_layer_only;         /* 1 = stage 2 moves the last layer alone */
} nn_two_stage_desc;
typedef struct nn_two_stage_result {
    int    accepted;                /* 0 = no stage-1 epoch reached the ratio
                                       ("stage1_no_improvement"): stage 2 was not run */
    nn_train_result stage1, stage2;
    double degraded_loss, improved_loss;          /* clean validation loss of the two models */
    double degraded_metric, improved_metric;
} nn_two_stage_result;
/* nn_train_two_stage: m is trained in place and is the improved model in the end; degraded (a model
 * of the same shape) receives the degraded weights. */
NN_DEF nn_status nn_train_two_stage(nn_mlp *m, nn_mlp *degraded, const nn_two_stage_desc *d,
                                    nn_two_stage_result *r, nn_error *err);
NN_DEF void nn_two_stage_result_free(nn_two_stage_result *r);
/* nn_train_control: what stage 1 would have been without the corruption: m, which has the initial
 * weights again, is trained for `epochs` on the clean labels, with the same rows in the same order.
 * What the degraded model lacks beside it was caused by the corrupted labels alone. */
NN_DEF nn_status nn_train_control(nn_mlp *m, const nn_two_stage_desc *d, size_t epochs,
                                  nn_error *err);

/* ==== [POPULATION] many small models ===================================== */
/* nn_population_run: job(i) for i in [0, n), one job per thread at a time, each on one thread
 * inside, so that the result of job i does not depend on the others or on the number of threads.
 * Jobs write to places of their own. All jobs run even when one fails; the status and error of the
 * lowest failing i are returned. threads 0 = all. */
typedef nn_status (*nn_population_job)(size_t i, void *user, nn_error *err);
NN_DEF nn_status nn_population_run(size_t n, nn_population_job job, void *user, int threads, nn_error *err);
/* nn_train_population: nn_train_fit of model[i] on train[i] (and val[i]; val NULL = none) with
 * desc[i], for n models of any shapes; a stride of 0 repeats entry 0: one desc or one set for all.
 * result [n] or NULL; status [n] or NULL receives
 *   each one's own. */
NN_DEF nn_status nn_train_population(nn_mlp *const *model, size_t n, const nn_train_set *train,
                                     size_t train_stride, const nn_train_set *val,
                                     size_t val_stride, const nn_train_desc *desc,
                                     size_t desc_stride, nn_train_result *result, nn_status *status,
                                     int threads, nn_error *err);

/* ==== [METRICS] classification, regression =============================== */
/* Everything in double, sums in the fixed order of docs/numerics.md; no allocation unless an
 * nn_alloc is taken. y and pred hold class indices 0..k-1 as int64. What is not defined (no rows,
 * one class only, ...) is NaN, never 0, except where scikit-learn's convention is said to hold. */

/* nn_accuracy: share of pred == y. nn_topk_accuracy: share of rows whose label is among the `top`
 * largest of score [n,k];
 * equal scores: the higher class first, as scikit-learn's top_k_accuracy_score. */
NN_DEF double nn_accuracy(const int64_t *y, const int64_t *pred, size_t n);
NN_DEF double nn_topk_accuracy(const int64_t *y, const double *score, size_t n, size_t k, size_t top);
/* nn_argmax_rows: out[i] = index of the largest of row i of score [n,k], the first among equals
 * (NumPy's argmax). */
NN_DEF void nn_argmax_rows(int64_t *out, const double *score, size_t n, size_t k);
NN_DEF void nn_argmax_rows_f32(int64_t *out, const float *score, size_t n, size_t k);
/* nn_confusion_matrix: cm [k,k] out, cm[t*k + p] = rows of class t predicted as p; k >= 1. A label
 * or prediction outside 0..k-1 is NN_E_ARG, which names the row. */
NN_DEF nn_status nn_confusion_matrix(int64_t *cm, const int64_t *y, const int64_t *pred, size_t n,
                                     size_t k, nn_error *err);

typedef struct nn_class_score { double precision, recall, f1; int64_t support; } nn_class_score;
/* Averages are scikit-learn's: a 0/0 precision or recall counts as 0, macro over the classes that
 * occur in y or pred, weighted by support, micro from the summed counts (= accuracy).
 * balanced_accuracy = mean recall of the classes in y. */
typedef struct nn_class_metrics {
    double accuracy, balanced_accuracy;
    nn_class_score micro, macro, weighted;      /* support: all rows */
    size_t n_classes_seen;                      /* classes in y or pred */
} nn_class_metrics;
/* nn_class_metrics_make: per_class [k] out or NULL; m out or NULL; from a confusion matrix [k,k].
 * Cannot fail. */
NN_DEF void nn_class_metrics_make(nn_class_metrics *m, nn_class_score *per_class, const int64_t *cm,
                                  size_t k);
/* nn_class_report: the text of scikit-learn's classification_report(digits = digits; 0 = 2, at most
 * 9), '\n' line ends, into buf (always terminated when cap > 0); returns the length needed without
 * the NUL, as snprintf does. names [k] or NULL (then the class numbers). Classes that occur neither
 * in y nor in pred have no line unless all_classes is set. */
NN_DEF size_t nn_class_report(char *buf, size_t cap, const int64_t *cm, size_t k,
                              const char *const *names, int digits, int all_classes);

/* nn_roc_auc: area under the ROC curve of score for pos[i] != 0 against the rest; ties count half
 * (the trapezoid, exact in the counts). NaN when a class is missing. NN_E_ARG for a NaN score. */
NN_DEF nn_status nn_roc_auc(double *auc, const int64_t *pos, const double *score, size_t n,
                            const nn_alloc *alloc, nn_error *err);
/* nn_roc_auc_ovr: one class against the rest, score [n,k]; per_class [k] out or NULL; macro = mean,
 * weighted = mean by support, either may be NULL. A class without rows is NaN and makes macro NaN
 * (weighted leaves it out), as scikit-learn. */
NN_DEF nn_status nn_roc_auc_ovr(double *macro, double *weighted, double *per_class,
                                const int64_t *y, const double *score, size_t n, size_t k,
                                const nn_alloc *alloc, nn_error *err);
/* nn_log_loss: mean of -log p[i, y[i]] (nats), p [n,k] clipped to [2^-52, 1 - 2^-52] as
 * scikit-learn does for doubles (not renormalised); k = 1: p [n] is the probability of class 1. */
NN_DEF double nn_log_loss(const int64_t *y, const double *p, size_t n, size_t k);
/* nn_brier: k = 1: mean (p - y)^2, scikit-learn's brier_score_loss; k >= 2: mean over rows of sum_c
 * (p_c - [y = c])^2. */
NN_DEF double nn_brier(const int64_t *y, const double *p, size_t n, size_t k);
/* nn_ece: expected calibration error (Guo et al. 2017): confidence = largest probability of the row
 * (k = 1: max(p, 1-p)), `bins` (0 = 15) equal bins (lo, hi] over [0,1]; sum over bins of share *
 * |accuracy - mean confidence|. conf, acc, count [bins] out or NULL (NaN where a bin is empty): the
 * reliability diagram. */
NN_DEF double nn_ece(double *conf, double *acc, size_t *count, const int64_t *y, const double *p,
                     size_t n, size_t k, size_t bins);

/* how well n predictions of a number fit */
typedef struct nn_regression_metrics {
    size_t n;
    double r2, mae, rmse, mse, pearson, bias;       /* bias = mean(pred - y) */
} nn_regression_metrics;
/* nn_regression_metrics_make: y, pred [n]. r2 of a constant y: 1 when pred equals it, else 0
 * (scikit-learn); pearson NaN when either side is constant. */
NN_DEF void nn_regression_metrics_make(nn_regression_metrics *m, const double *y,
                                       const double *pred, size_t n);
/* nn_pearson, nn_spearman: correlation of x and y [n]; NaN when a side is constant; spearman:
 * average ranks for ties. */
NN_DEF double nn_pearson(const double *x, const double *y, size_t n);
NN_DEF nn_status nn_spearman(double *rho, const double *x, const double *y, size_t n,
                             const nn_alloc *alloc, nn_error *err);

/* A mean and its interval at `level` (0.95 ...): mean -/+ t(level, n-1) * sd / sqrt(n), sd with n -
 * 1. NaN values are left out and not counted; n = 0: all NaN; n = 1: lo and hi NaN. */
typedef struct nn_interval { size_t n; double mean, sd, lo, hi; } nn_interval;
NN_DEF nn_interval nn_mean_interval(const double *x, size_t n, double level);      /* level 0 = 0.95 */
/* nn_quantile: of x [n], sorted ascending, by linear interpolation (NumPy's default); q in [0,1]. */
NN_DEF double nn_quantile_sorted(const double *x, size_t n, double q);
/* nn_bootstrap: percentile interval of any statistic of n rows. stat gets n row numbers (drawn with
 * replacement; stream (seed, NN_STREAM_BOOTSTRAP, replicate)) and returns its value or NaN for
 * undefined. out->mean is the mean over the defined replicates, sd their standard deviation, n how
 * many there were. reps 0 = 1000. The same for every thread count; stat must be reentrant. */
typedef double (*nn_statistic)(const size_t *rows, size_t n, void *user);
typedef struct nn_bootstrap_desc {
    size_t reps;
    double level;
    uint64_t seed;
    int threads;
    nn_alloc alloc;
} nn_bootstrap_desc;
NN_DEF nn_status nn_bootstrap(nn_interval *out, nn_statistic stat, void *user, size_t n,
                              const nn_bootstrap_desc *d, nn_error *err);

/* nn_f_tail: P(F > f) for Fisher's F of a and b degrees of freedom; 1 for f <= 0. */
NN_DEF double nn_f_tail(double f, double a, double b);
/* nn_f_classif: one-way analysis of variance of each column of x [n,d] f32 or f64 over the classes
 * y [n] in 0 .. n_classes-1, with K of them that have rows and n_c rows of mean m_c:
 *   f [d] out: (sum_c n_c (m_c - m)^2 / (K - 1)) / (sum_c sum_rows (x - m_c)^2 / (n - K))
 *   p [d] out: nn_f_tail of it, the share of columns without any class that reach f; NULL = not wanted
 * A column that is constant within every class has f = Inf, one that is constant f = 0 (scikit-learn's
 * f_classif: NaN). NN_E_ARG: shapes, labels, K < 2, n <= K; NN_E_NONFINITE: NaN or Inf in x. */
NN_DEF nn_status nn_f_classif(double *f, double *p, const nn_tensor *x, const int64_t *y,
                              size_t n_classes, const nn_alloc *alloc, nn_error *err);

/* ---- intervals: how sure a score is -------------------------------------- */
/* nn_wilson: a share, hits of n rows that no fit has seen (Wilson 1927): 20 of 20 is 0.839 .. 1.
 * mean = hits / n. n = 0: all NaN; level 0 = 0.95. */
NN_DEF nn_interval nn_wilson(double hits, double n, double level);
/* nn_corrected_t: mean of the scores of k folds (or of k random splits), each tested on test /
 * train times as many rows as it was fitted on: mean -/+ t(level, k - 1) sd sqrt(1 / k + test /
 * train), Nadeau and Bengio (2003). k = 5 folds: ratio 0.25. NaN scores are left out. */
NN_DEF nn_interval nn_corrected_t(const double *score, size_t k, double ratio, double level);
/* nn_bootstrap_paired: mean of a[i] - b[i] over rows that no fit has seen, percentile interval of
 * resampled rows (of whole groups when group [n] is given): does A beat B on this test set?
 * NN_E_ARG without rows or with NaN. */
NN_DEF nn_status nn_bootstrap_paired(nn_interval *out, const double *a, const double *b, size_t n,
                                     const int64_t *group, const nn_bootstrap_desc *d,
                                     nn_error *err);

/* A score of held-out rows and what each row adds to it. */
typedef enum nn_score_kind {
    NN_SCORE_ACCURACY = 0,  /* share of rows whose largest output is their class               */
    NN_SCORE_BALANCED,      /* mean recall of the classes that occur                           */
    NN_SCORE_AUC,           /* ROC, pairs of one fold only; several classes: mean, one to rest */
    NN_SCORE_R2             /* 1 - sum (y - out)^2 / sum (y - mean y)^2                        */
} nn_score_kind;
typedef struct nn_score_desc {
    nn_score_kind  kind;
    size_t         n, n_classes;  /* rows; classes (R2: 0)                                      */
    const int64_t *label;         /* [n] class of each row; R2: NULL                            */
    const double  *target;        /* [n] R2 only                                                */
    const int64_t *fold;          /* [n] which fold tested it, 0 ..; NULL = rows no fit has seen */
    const int64_t *group;         /* [n] rows of one group are one draw; NULL = each row its own */
    double         level;         /* 0 = 0.95                                                   */
    nn_alloc       alloc;
} nn_score_desc;
/* nn_score_make: *value and influence [n] (mean 0 over the rows: what each row adds), from out
 * [n, n_classes] (R2: [n]). Undefined - no rows, one class only, no fold with two classes, a
 * constant target - is NN_OK with NaN in both. NN_E_ARG: a label out of range, NaN in out. */
NN_DEF nn_status nn_score_make(double *value, double *influence, const nn_score_desc *d,
                               const double *out, nn_error *err);
/* nn_score_interval: the interval that belongs to value; of several repeats of a cross-validation
 * pass the means of value and influence.
 *     se^2 = c sum_g h_g^2 G / (G - 1)     h_g: sum of a group's influences / n;  G groups
 *     c = 2 for cross-validation: the scores of two folds correlate like test / train rows,
 *     1 / (k - 1) (Nadeau and Bengio), so that (1 + (k - 1) / (k - 1)) = 2; 1 for unseen rows
 * t with one degree less than groups (of the rarest class for balanced accuracy and AUC), on the
 * scale log(v / (1 - v)), for R2 log(1 - v), so that no end lies outside the possible. All right
 * or all wrong: Wilson's. The coverage of each is in tests/interop/sim_intervals.py. out->n is the
 * number of groups, out->mean = value; value NaN: all NaN. */
NN_DEF nn_status nn_score_interval(nn_interval *out, double value, const double *influence,
                                   const nn_score_desc *d, nn_error *err);

/* nn_score_difference: value_a - value_b of two scores of the same rows and folds, an interval of
 * what differs: t on the groups, twice the variance for cross-validation as above. */
typedef struct nn_score_pair {
    double        value_a, value_b;
    const double *influence_a, *influence_b;      /* [n] */
} nn_score_pair;
NN_DEF nn_status nn_score_difference(nn_interval *out, const nn_score_pair *pair,
                                     const nn_score_desc *d, nn_error *err);
/* nn_average_precision: sum over thresholds of (recall step) * precision, equal scores together
 * (scikit-learn's average_precision_score). NaN without a positive row; NN_E_ARG for a NaN score. */
NN_DEF nn_status nn_average_precision(double *ap, const int64_t *pos, const double *score, size_t n,
                                      const nn_alloc *alloc, nn_error *err);

/* ==== [FAIRNESS] group fairness metrics ================================== */
/* y, pred: 0/1; z: group 0..g-1. "Positive" is 1, whatever that means in the data (in COMPAS it is
 * the bad outcome). Conventions, by the name under which other libraries know them:
 *   dp_difference  max - min over groups of P(pred = 1)  Fairlearn demographic_parity_difference
 *   dp_ratio  min / max of the same  Fairlearn demographic_parity_ratio
 *   dp_signed  P(pred = 1 | z = 1) - P(pred = 1 | z = 0)  AIF360 statistical_parity_difference,
 *                     unprivileged z = 1
 *   disparate_impact  P(pred = 1 | z = 1) / P(pred = 1 | z = 0)  AIF360 disparate_impact,
 *                     unprivileged z = 1
 *   eopp_difference   max - min of the true positive rate  Fairlearn equal_opportunity_difference
 *   eopp_signed  TPR(z = 1) - TPR(z = 0)  AIF360 equal_opportunity_difference
 *   fpr_signed   FPR(z = 1) - FPR(z = 0)  AIF360 false_positive_rate_difference
 *   eodds_max  max of the TPR gap and the FPR gap  Fairlearn equalized_odds_difference(agg =
 *                     "worst_case")
 *   eodds_mean  mean of the two  Fairlearn equalized_odds_difference(agg = "mean")
 *   aod_signed        mean of the signed FPR and TPR differences, 1 - 0    AIF360 average_odds_difference
 *   aaod  mean of their absolute values  AIF360 average_abs_odds_difference
 * The signed ones compare groups 1 and 0 and are NaN with more than two groups. Whatever needs a
 * rate of an empty set is NaN and listed in `undefined`: never 0. */
#define NN_MAX_GROUPS 16
enum {
    NN_FAIR_EMPTY_GROUP = 1,     /* a group has no rows: everything between groups is undefined  */
    NN_FAIR_NO_POSITIVES = 2,    /* a group has no row with y = 1: TPR and what needs it undefined  */
    NN_FAIR_NO_NEGATIVES = 4,    /* a group has no row with y = 0: FPR and odds undefined  */
    NN_FAIR_ZERO_RATE = 8        /* no row is selected (dp_ratio), or none with z = 0 (disparate_impact) */
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
    double eopp_difference, eopp_signed, fpr_signed, eodds_max, eodds_mean, aod_signed, aaod;
    double accuracy_gap;         /* max - min of the group accuracies */
    unsigned undefined;          /* NN_FAIR_... bits */
} nn_fairness;
/* nn_fairness_make: rows NULL = all n rows, else n row numbers (repeats allowed: bootstrap).
 * n_groups 0 = 2. NN_E_ARG when a label is not 0/1 or a group is out of range (the row is named),
 * NN_E_LIMIT above NN_MAX_GROUPS. */
NN_DEF nn_status nn_fairness_make(nn_fairness *f, const int64_t *y, const int64_t *pred,
                                  const int64_t *z, const size_t *rows, size_t n, size_t n_groups,
                                  nn_error *err);
/* nn_fairness_field: a figure by its name above ("dp_difference", "accuracy", ...), for tables;
 * *known 0 when there is none. */
NN_DEF double nn_fairness_field(const nn_fairness *f, const char *name, int *known);
/* nn_fairness_interval: a figure's interval (level 0 = 0.95) from the counts alone; mean = the
 * figure, n = rows.
 *   dp_signed, eopp_signed, fpr_signed   Newcombe (1998), method 10: from the Wilson intervals of
 *        both rates, lo = d - sqrt((q - q_lo)^2 + (p_hi - p)^2), hi likewise;  d = q - p
 *   dp_difference, eopp_difference, accuracy_gap, eodds_max, eodds_mean, aaod   folded: the set of
 *        absolute differences that no signed interval excludes, each at 1 - (1 - level) / m of m
 *        pairs of groups and rates. Reaches 0 where 0 is possible; a resampled |d| never does
 *   accuracy   Wilson's
 * NaN where a rate is undefined; NN_E_ARG for other names. */
NN_DEF nn_status nn_fairness_interval(nn_interval *out, const nn_fairness *f, const char *figure,
                                      double level, nn_error *err);
/* nn_fairness_bootstrap: percentile interval of one named figure, rows drawn with replacement (d
 * may be NULL); mean and sd are the replicates'. Folded figures: the ends of nn_fairness_interval. */
NN_DEF nn_status nn_fairness_bootstrap(nn_interval *out, const char *figure, const int64_t *y,
                                       const int64_t *pred, const int64_t *z, size_t n,
                                       size_t n_groups, const nn_bootstrap_desc *d, nn_error *err);
/* nn_reweigh: Kamiran and Calders (2012): w(y,z) = P(y) P(z) / P(y,z), by counts; w [n] out; mean 1
 * when every (y,z) cell is filled. */
NN_DEF nn_status nn_reweigh(double *w, const int64_t *y, const int64_t *z, size_t n,
                            size_t n_groups, nn_error *err);
/* nn_confident_joint: Northcutt, Jiang and Chuang (2021), section 3: how often the label is i and
 * the truth j, from labels y [n] in 0 .. k-1 and out-of-sample probabilities p [n,k].
 *     t_j = mean of p_j over the rows labelled j
 *     C[i][j] = rows labelled i whose p_j >= t_j; the largest p where several are    (C[i][i] >= 1)
 *     joint[i][j] = C[i][j] / sum_j C[i][j] * rows labelled i / n      [k,k] out, sums to 1
 * nn_confident_keep: prune by noise rate: of the rows labelled i, n joint[i][j] (rounded) with the
 * largest p_j - p_i > 0 lose keep [n]; min_class rows of a label stay. NN_E_ARG: a label out of
 * range, one that never occurs, a p outside 0 .. 1 or NaN (the row is named). */
#define NN_MAX_CONFIDENT 256          /* classes */
NN_DEF nn_status nn_confident_joint(double *joint, const int64_t *y, const double *p, size_t n,
                                    size_t k, nn_error *err);
NN_DEF nn_status nn_confident_keep(uint8_t *keep, const double *joint, const int64_t *y,
                                   const double *p, size_t n, size_t k, size_t min_class,
                                   const nn_alloc *alloc, nn_error *err);
/* Decisions with equal shares of positives (Hardt, Price and Srebro 2016): in each group a score is
 * positive above hi, negative up to lo, and positive with probability mix between. */
typedef struct nn_parity_cut { double lo, hi, mix; } nn_parity_cut;
/* nn_parity_fit: of all randomised thresholds cut [n_groups] that give every group the same share of
 * positives, those that make most labels right, exactly: in each group the labels made right are,
 * as a function of the share, the upper hull of its thresholds; their sum is concave and its
 * best share is a corner of one hull (of equal ones the lowest). rate, right: that share, and the
 * share of labels made right (NULL = not wanted). A group without rows is left out. NN_E_ARG: a
 * label, a group, a score (the row). */
NN_DEF nn_status nn_parity_fit(nn_parity_cut *cut, double *rate, double *right, const int64_t *y,
                               const int64_t *z, const double *score, size_t n, size_t n_groups,
                               const nn_alloc *alloc, nn_error *err);
/* nn_parity_probability: of a positive answer for that score. */
NN_DEF double nn_parity_probability(const nn_parity_cut *cut, double score);
/* nn_label_dp_gap: max - min over non-empty groups of mean y; NaN when fewer than two groups have rows. */
NN_DEF double nn_label_dp_gap(const int64_t *y, const int64_t *z, size_t n, size_t n_groups);

/* ==== [REGRESSION] logistic and ridge regression, in double ============== */
/* A fitted linear model: score = x coef^T + intercept. Logistic, binary: one output, P(class 1) =
 * sigmoid(score); k >= 3 classes:
 * k outputs, P = softmax(scores), coefficients as scikit-learn's (the penalty makes them sum to 0
 * over classes; intercepts are centred). Ridge: one output per target. */
typedef struct nn_linear {
    size_t    n_features, n_outputs, n_classes;   /* n_classes 0 = ridge                            */
    nn_tensor coef;                               /* f64 [n_outputs, n_features]                    */
    nn_tensor intercept;                          /* f64 [n_outputs]                                */
    size_t    iterations;                         /* Newton steps taken (ridge: 1)                  */
    double    gradient, objective;                /* at the end: largest |component|, and the value */
    int       converged, dual;                    /* dual: fitted in the space of the rows          */
} nn_linear;
NN_DEF void nn_linear_free(nn_linear *m);

/* How a logistic regression is fitted. Zeroed = scikit-learn's C = 1 with an intercept. */
typedef struct nn_logistic_desc {
    double        lambda;         /* sum_i w_i loss_i + lambda/2 |coef|^2; C = 1/lambda; 0 = 1  */
    int           no_penalty;     /* lambda = 0  */
    int           no_intercept;   /* the intercept is never penalised  */
    const double *weight;         /* [n] >= 0, or NULL = 1: sample weights  */
    size_t        n_classes;      /* 0 = largest label + 1; at least 2  */
    int           multinomial;    /* softmax with two outputs also for two classes  */
    size_t        max_iter;       /* 0 = 200 Newton steps  */
    double        tol;            /* 0 = 1e-10: stop when the last full Newton step moved no
                                     coefficient by more than tol (1 + |coef|) */
    int           dual;           /* 0 = when features > 1.5 rows; 1 always, -1 never: no d x d */
    const nn_linear *start;       /* warm start (same shape), or NULL  */
    int           threads;
    nn_alloc      alloc;
} nn_logistic_desc;
/* nn_logistic_fit: x f32 or f64 [n,d], y [n] class indices. *m must be zeroed or freed. Newton with
 * exact Hessians (conjugate gradients inside when there are more than 2,000 unknowns), halved
 * steps, fixed-order sums: bits do not depend on threads. Not converged after max_iter (separable
 * data without penalty) is NN_OK with converged = 0. NN_E_ARG: shapes, labels, fewer than two
 * classes, negative weights; NN_E_NONFINITE: x has NaN or Inf (the row is named). */
NN_DEF nn_status nn_logistic_fit(nn_linear *m, const nn_tensor *x, const int64_t *y,
                                 const nn_logistic_desc *d, nn_error *err);

/* How a ridge regression is fitted; lambda must be set. */
typedef struct nn_ridge_desc {
    double        lambda;         /* minimise sum_i w_i |y_i - score_i|^2 + lambda |coef|^2:
                                     scikit-learn's alpha; literal, 0 = least squares (needs full
                                     rank) */
    int           no_intercept;
    const double *weight;         /* [n] >= 0, or NULL */
    int           dual;           /* as above */
    int           threads;
    nn_alloc      alloc;
} nn_ridge_desc;
/* nn_ridge_fit: y f32 or f64 [n] or [n,t]. Cholesky of the normal equations, or of the n x n Gram
 * matrix when d > n. NN_E_ARG when singular. */
NN_DEF nn_status nn_ridge_fit(nn_linear *m, const nn_tensor *x, const nn_tensor *y,
                              const nn_ridge_desc *d, nn_error *err);

/* nn_linear_scores: out [n, n_outputs] = x coef^T + intercept. nn_linear_proba: out [n, n_classes]
 * (binary: two columns).
 * nn_linear_predict: class index (binary: score > 0). x f32 or f64 [n,d]; NN_E_ARG when d differs. */
NN_DEF nn_status nn_linear_scores(double *out, const nn_linear *m, const nn_tensor *x, nn_error *err);
NN_DEF nn_status nn_linear_proba(double *out, const nn_linear *m, const nn_tensor *x, nn_error *err);
NN_DEF nn_status nn_linear_predict(int64_t *out, const nn_linear *m, const nn_tensor *x, nn_error *err);

/* A concept eraser: after it no linear model reads the concept z off x better than a constant does
 * (LEACE, Belrose et al. 2023, theorem 4.3), and x moves as little as that allows:
 *     r(x) = x - L R (x - mean),   L = W^+ Q,  R = Q^T W,  W = Cov(x)^(-1/2), pseudoinverse,
 *     Q = orthonormal basis of the columns of W Cov(x, z)
 * by a thin SVD of the centred rows, x - mean = U S V^T, in whose row space all of it happens: with
 * A = U^T (z - mean z) and Q of A, L = V S Q and R = Q^T S^-1 V^T; nothing is d x d, n < d is fine. */
typedef struct nn_leace {
    size_t    n, d, rank;      /* rows seen, columns, directions that are erased  */
    size_t    rows_rank;       /* rank of the centred rows: singular values above tolerance times
                                  the largest of them, or times the largest |x|, if that is more  */
    double    tolerance;       /* that of the fit; Q's directions are held to it too, beside |z|  */
    nn_tensor mean;            /* [d] f64  */
    nn_tensor left, right;     /* f64 [d,rank] and [rank,d]; rank 0: [d,0] and [0,d]  */
} nn_leace;
/* nn_leace_fit: x [n,d] f32 or f64, z f64 [n,k]: one column per class (0 and 1) or per target; n, d,
 * k >= 1. tolerance 0 = max(n, d) * 2^-52, NumPy's matrix_rank. *m zeroed or freed. NN_E_NONFINITE:
 * x or z holds NaN or infinity. nn_leace_apply: x [any, d] f64 in place. */
NN_DEF nn_status nn_leace_fit(nn_leace *m, const nn_tensor *x, const nn_tensor *z, double tolerance,
                              const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_leace_apply(const nn_leace *m, nn_tensor *x, nn_error *err);
NN_DEF void nn_leace_free(nn_leace *m);

/* ==== [BILEVEL] differentiating through training: MAML, sample selectors = */
/* The inner model: an MLP n_in - hidden - 1 in double, its parameters theta in PyTorch's order
 * (weight 0 [out,in], bias 0, weight 1, ...). No hidden layer is logistic (or linear) regression. */
#define NN_INNER_MAX_HIDDEN 8
typedef enum nn_inner_loss {
    NN_INNER_BCE = 0,               /* with logits, target in [0,1] */
    NN_INNER_MSE                    /* (z - y)^2 */
} nn_inner_loss;
typedef struct nn_inner {
    size_t n_in;                              /* >= 1 */
    size_t n_hidden, hidden[NN_INNER_MAX_HIDDEN];
    nn_act act;                               /* 0 = ReLU; tanh, sigmoid, silu, identity */
    nn_inner_loss loss;
} nn_inner;
NN_DEF size_t nn_inner_count(const nn_inner *m);     /* parameters P; 0 when the description is invalid */
/* nn_inner_init: theta [P] by PyTorch's default ranges (U(-b,b), b = 1/sqrt(fan_in)) from the
 * stream (seed, NN_STREAM_INIT, layer). */
NN_DEF nn_status nn_inner_init(double *theta, const nn_inner *m, uint64_t seed, nn_error *err);

/* One data set of the inner or outer problem. */
typedef struct nn_inner_data {
    size_t n;
    const double *x, *y;                      /* [n, n_in], [n] */
    const double *weight;                     /* [n] or NULL = 1: sum_i weight_i loss_i / n  */
    const int64_t *z;                         /* [n] groups 0, 1, or NULL: for the fairness term  */
    /* [n_in, n] x transposed, or NULL: without hidden layers nn_bilevel_run works on it (NULL = it
     * makes its own) */
    const double *xt;
} nn_inner_data;
/* nn_inner_loss_grad: value = sum_i weight_i loss_i / n; grad [P] overwritten or NULL; score [n] =
 * outputs z_i or NULL; each [n] = loss_i or NULL.
 * nn_inner_hvp: hv [P] = H v of the same value; tangent [n] or NULL = directional derivative of
 *   each loss_i (unweighted) along v.
 * Both work through the rows in chunks of 64: scratch is independent of n. Chains over rows, ascending. */
NN_DEF nn_status nn_inner_loss_grad(double *value, double *grad, double *score, double *each,
                                    const nn_inner *m, const double *theta, const nn_inner_data *d,
                                    const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_inner_hvp(double *hv, double *tangent, const nn_inner *m, const double *theta,
                              const double *v, const nn_inner_data *d, const nn_alloc *alloc,
                              nn_error *err);

/* How much of the chain rule through training is followed. */
typedef enum nn_order {
    NN_ORDER_SECOND = 0,      /* exact: the Hessian of every inner step  */
    NN_ORDER_FIRST,           /* Hessians taken as 0 (first-order MAML); weights still get each
                                 step's direct term, momentum and weight decay stay exact */
    NN_ORDER_ONE_STEP         /* through the last step only (Ren et al. 2018 when steps = 1)  */
} nn_order;
/* theta_{k+1} = theta_k - lr u_{k+1}, u_{k+1} = momentum u_k + g_k + weight_decay theta_k, g_k =
 * gradient of sum_i w_i loss_i / n at theta_k: PyTorch's SGD, `steps` times over the whole support
 * set. Outer value at theta_K: mean loss of the query set (its weights count), plus lambda_fair
 * |mean p(z=1) - mean p(z=0)| (soft demographic parity, p = sigmoid(score); 0 and no gradient when
 * a group is empty), plus regulariser-free `outer` of your own. */
typedef struct nn_bilevel_desc {
    nn_inner model;
    size_t   steps;           /* 0 = 5 */
    double   lr;              /* 0 = 0.01 */
    double   momentum, weight_decay;
    nn_order order;
    double   lambda_fair;
    int      fair_square;     /* the fairness term squared: smooth at 0 */
    int      no_losses;       /* 1 = no first_loss, last_loss (NaN): saves two logarithms per row */
    size_t   keep;            /* states kept on the way: 0 = ceil(sqrt(steps)); the others are run
                                 again. Memory is O(keep + steps / keep) P */
    /* weights that follow the model ("live"): if set, called before each step with theta_k to fill
     * w [n]; back receives dL/dw [n] of that step and adds dL/dtheta into dtheta [P] (and keeps its
     * own gradients). Without them support->weight is used and dweight collects all steps. */
    void   (*weights)(double *w, size_t step, const double *theta, void *user);
    void   (*weights_back)(double *dtheta, const double *dw, size_t step, const double *theta, void *user);
    /* an outer value of your own instead of the query set: returns it, dtheta [P] overwritten */
    double (*outer)(double *dtheta, const double *theta, void *user);
    void    *user;
    nn_alloc alloc;
} nn_bilevel_desc;
typedef struct nn_bilevel_result {
    double outer, query_loss, fair_gap;       /* total; its loss part; mean p(z=1) - mean p(z=0) */
    double first_loss, last_loss;             /* weighted support loss at theta_0, theta_{K-1} */
    size_t bytes;                             /* scratch that was taken: = nn_bilevel_bytes  */
} nn_bilevel_result;
/* nn_bilevel_bytes: scratch of a call, from n_support and the desc (without hidden layers a
 * transposed copy of the support is counted, wanted or not);
 * independent of the number of steps but for the kept states. */
NN_DEF size_t nn_bilevel_bytes(const nn_bilevel_desc *d, size_t n_support, size_t n_query);
/* nn_bilevel_run: dweight [n_support] = dL/dw (NULL = not wanted), dtheta0 [P] = dL/dtheta_0 (NULL
 * = not wanted), theta_end [P] = theta_K (NULL). With dweight and dtheta0 NULL it only trains and
 * evaluates. query NULL needs d->outer. Exact reverse sweep through the loop, Hessian-vector
 * products by forward-over-reverse; activations and states are recomputed. NN_E_NONFINITE names the
 * step at which the inner loss left the numbers. */
NN_DEF nn_status nn_bilevel_run(nn_bilevel_result *r, double *dweight, double *dtheta0,
                                double *theta_end, const double *theta0,
                                const nn_inner_data *support, const nn_inner_data *query,
                                const nn_bilevel_desc *d, nn_error *err);

/* MAML (Finn et al. 2017): the outer parameters are the initial weights. One task: the rows to
 * learn from, the rows to be judged on. */
typedef struct nn_maml_task { nn_inner_data support, query; } nn_maml_task;
/* nn_maml_grad: *value (or NULL) = mean over tasks of the outer value after d->steps steps from
 * theta [P]; dtheta [P] (or NULL) = its gradient in theta, overwritten:
 * exact (d->order second) or with Hessians taken as 0 (first). Tasks are spread over the threads
 * and added in order: the same bits for any thread count. */
NN_DEF nn_status nn_maml_grad(double *value, double *dtheta, const double *theta,
                              const nn_maml_task *tasks, size_t n_tasks, const nn_bilevel_desc *d,
                              int threads, nn_error *err);

/* Sample selectors. Ten features of each training row, from the probabilities p [n] of a model of
 * class 1, in order: BCE loss; confidence max(p, 1-p);
 * entropy (nats); group; mean loss of its group; mean confidence of its group; hard prediction;
 * label; margin |p - 1/2|; loss rank in [0,1] (ties by row). */
#define NN_META_FEATURES 10
NN_DEF nn_status nn_meta_features(float *out, const double *p, const int64_t *y, const int64_t *z,
                                  size_t n, size_t n_groups, const nn_alloc *alloc, nn_error *err);
/* nn_meta_features_backward: dp [n] += through the differentiable ones (loss, confidence, entropy,
 * the two group means, margin), dout [n,10]. */
NN_DEF void nn_meta_features_backward(double *dp, const float *dout, const double *p,
                                      const int64_t *y, const int64_t *z, size_t n,
                                      size_t n_groups);
/* nn_policy_make: the selector's network 10-64-32-1, ReLU, dropout 0.1, names network.{0,2,4}:
 * 2,817 parameters; its output is a logit, the weight of a row sigmoid of it. */
NN_DEF nn_status nn_policy_make(nn_mlp **policy, uint64_t seed, const nn_alloc *alloc, nn_error *err);
/* nn_policy_weights: weights of mean 1 from the policy's logits: w_i = n pi_i / sum pi, pi =
 * sigmoid(logit). _backward: dlogit [n] overwritten from dw [n]. */
NN_DEF void nn_policy_weights(double *w, const double *logit, size_t n);
NN_DEF void nn_policy_weights_backward(double *dlogit, const double *dw, const double *w,
                                       const double *logit, size_t n);
/* nn_select_top: keep[i] = 1 for the floor(share n) largest scores, ties to the lower row. */
NN_DEF nn_status nn_select_top(uint8_t *keep, const double *score, size_t n, double share,
                               const nn_alloc *alloc, nn_error *err);
/* nn_select_greedy: lowest loss first. quotas: floor(share * cell) of each (label, group) cell
 * (after Roh et al. 2021, with the clean share taken per cell);
 * without: floor(share n) of all, whatever their label and group (the original program's). */
NN_DEF nn_status nn_select_greedy(uint8_t *keep, const double *loss, const int64_t *y,
                                  const int64_t *z, size_t n, size_t n_groups, double share,
                                  int quotas, const nn_alloc *alloc, nn_error *err);
/* What a selection did, where the clean labels are known (NULL: the noise figures are NaN). */
typedef struct nn_selection {
    size_t n, kept;
    double noise_all, noise_kept, noise_reduction;      /* (all - kept) / all; NaN without noise  */
    double noise_auc;                                   /* of -score as a detector of flips  */
    double group_all, group_kept;                       /* share of z = 1  */
    double rate_group[2], rate_flipped, rate_clean;     /* selection rates  */
} nn_selection;
NN_DEF nn_status nn_selection_make(nn_selection *s, const uint8_t *keep, const double *score,
                                   const int64_t *y, const int64_t *y_clean, const int64_t *z,
                                   size_t n, const nn_alloc *alloc, nn_error *err);

/* ==== [CHECK] gradient check ============================================= */
/* Analytic gradients against central differences (f(p + h) - f(p - h)) / 2h, f in double,
 * differences signed: a gradient of the wrong sign never passes. The error of an element is
 * |analytic - numeric| / (largest |numeric| of its tensor + 1e-8). Where a ReLU's input changes
 * sign between p - h and p + h, the quotient is not a derivative: counted as skipped. */
typedef struct nn_grad_report {
    size_t checked, skipped;
    double worst;               /* largest error of all */
    double worst_analytic, worst_numeric;
    size_t worst_index;         /* of that element in its tensor (nn_grad_check_fn: in p) */
    char   worst_name[NN_MLP_NAME + 8];     /* "layers.0.0.weight", or "input" */
    double *per;                /* [2 n_layers + 1] or NULL: worst of each tensor, the input last */
} nn_grad_report;
/* nn_grad_check: backward of the model and loss on a set, every parameter (every `stride`-th of
 * large tensors; 0 = all) and the input. h 0 = 1e-6. Dense and token inputs; dropout off. Slow: for
 * tests. The report's `per` is read before the call, the rest is written. */
NN_DEF nn_status nn_grad_check(const nn_mlp *m, const nn_loss_desc *loss, const nn_train_set *set,
                               double h, size_t stride, nn_grad_report *r, nn_error *err);
/* nn_grad_check_fn: the same for any function of n doubles: f returns the value at p and may set
 * *kink (else 0) when it is not smooth there. p is moved and put back. */
NN_DEF nn_status nn_grad_check_fn(double (*f)(const double *p, size_t n, int *kink, void *user),
                                  double *p, const double *analytic, size_t n, void *user, double h,
                                  nn_grad_report *r, nn_error *err);
/* nn_loss_f64: nn_loss_eval's value in double. */
NN_DEF double nn_loss_f64(const nn_loss_desc *d, const double *z, const int64_t *labels,
                          const float *targets, const float *weight, size_t n, size_t c);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_TRAIN_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_TRAIN_IMPLEMENTED)
#define NN_TRAIN_IMPLEMENTED
#include "nn_mlp.h"   /* again: after a plain include, this implements what we stand on */
NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [LOSS] ------------------------------------------------------------- */
static const char *const nni_loss_names[] = { "default", "ce", "bce", "mse", "huber" };
NN_DEF const char *nn_loss_name(nn_loss k)
{
    return nni_loss_names[k > NN_LOSS_DEFAULT && k <= NN_LOSS_HUBER ? (int)k : (int)NN_LOSS_CE];
}
NN_DEF nn_loss nn_loss_parse(const char *name)
{
    int i;
    for (i = 1; name && i <= (int)NN_LOSS_HUBER; i++)
        if (strcmp(name, nni_loss_names[i]) == 0) return (nn_loss)i;
    return NN_LOSS_DEFAULT;
}
/* A sum in double, terms one by one, in the order of docs/numerics.md: 16 lanes, blocks of
 * 4,096, tree 8-4-2-1. */
typedef struct nni_acc { double lane[16], sum; size_t n; } nni_acc;
NNI_FN double nni_acc_tree(const nni_acc *a)
{
    double t[16];
    size_t i, w;
    memcpy(t, a->lane, sizeof t);
    for (w = 8; w; w /= 2) for (i = 0; i < w; i++) t[i] = t[i] + t[i + w];
    return t[0];
}
NNI_FN void nni_acc_add(nni_acc *a, double x)
{
    a->lane[a->n % 16] = a->lane[a->n % 16] + x;
    if (++a->n % 4096 == 0) { a->sum = a->sum + nni_acc_tree(a); memset(a->lane, 0, sizeof a->lane); }
}
NNI_FN void nni_acc_many(nni_acc *a, const float *x, size_t k)
{
    size_t j;
    for (; k && a->n % 16; k--) nni_acc_add(a, (double)*x++);
    for (; k >= 16; k -= 16, x += 16) {
        for (j = 0; j < 15; j++) a->lane[j] = a->lane[j] + (double)x[j];
        a->n += 15;
        nni_acc_add(a, (double)x[15]);
    }
    for (; k; k--) nni_acc_add(a, (double)*x++);
}
NNI_FN double nni_acc_get(const nni_acc *a)
{
    return a->n % 4096 || a->n == 0 ? a->sum + nni_acc_tree(a) : a->sum;
}
/* the next n doubles of *mem */
NNI_FN double *nni_next(double **mem, size_t n)
{
    double *p = *mem;
    *mem += n;
    return p;
}

NNI_FN nn_status nni_loss_check(const nn_loss_desc *d, const int64_t *labels, const float *targets,
                                size_t n, size_t c, nn_error *err)
{
    size_t i;
    nn_loss kind = d->kind ? d->kind : NN_LOSS_CE;
    if ((int)kind < 0 || kind > NN_LOSS_HUBER || (int)d->reduction < 0 || d->reduction > NN_REDUCE_ROWS)
        return nn_error_set(err, NN_E_ARG, "nn_loss: unknown kind %d or reduction %d", (int)d->kind,
                        (int)d->reduction);
    if (n == 0 || c == 0)
        return nn_error_set(err, NN_E_ARG,
                        "nn_loss: expected at least one row and one output, got %zu and %zu", n, c);
    if (!(d->label_smoothing >= 0 && d->label_smoothing < 1))
        return nn_error_set(err, NN_E_ARG, "nn_loss: label_smoothing must be in [0, 1), got %g",
                        d->label_smoothing);
    if (!(d->delta >= 0 && d->delta < 1e30))
        return nn_error_set(err, NN_E_ARG, "nn_loss: delta must be a number > 0, got %g", d->delta);
    if (kind == NN_LOSS_CE || (kind == NN_LOSS_BCE && !targets && c == 1)) {
        int64_t most = kind == NN_LOSS_CE ? (int64_t)c : 2;
        if (!labels) return nn_error_set(err, NN_E_ARG, "nn_loss: %s wants labels", nn_loss_name(kind));
        for (i = 0; i < n; i++)
            if (labels[i] < 0 || labels[i] >= most)
                return nn_error_set(err, NN_E_ARG, "nn_loss: row %zu: label %lld is outside [0, %lld)",
                                i, (long long)labels[i], (long long)most);
    } else if (!targets)
        return nn_error_set(err, NN_E_ARG, "nn_loss: %s wants targets [%zu, %zu]", nn_loss_name(kind),
                        n, c);
    return NN_OK;
}
/* What the sum of the rows' losses is divided by. */
NNI_FN double nni_loss_denominator(const nn_loss_desc *d, const int64_t *labels,
                                   const float *weight, size_t n, size_t c)
{
    int ce = d->kind == NN_LOSS_DEFAULT || d->kind == NN_LOSS_CE;
    nni_acc a = NN_ZERO;
    size_t i;
    if (d->reduction == NN_REDUCE_SUM) return 1;
    if (d->reduction == NN_REDUCE_ROWS || (!weight && !(ce && d->class_weight)))
        return (double)n * (ce ? 1.0 : (double)c);
    for (i = 0; i < n; i++) {
        double w = weight ? (double)weight[i] : 1.0;
        nni_acc_add(&a, ce ? (d->class_weight ? w * (double)d->class_weight[labels[i]] : w) :
                             w * (double)c);
    }
    return nni_acc_get(&a);
}
#define NNI_LOSS_CHUNK 256
/* One row of cross-entropy. a_c = (1 - e) c_y [c = y] + e/C c_c, A = sum a_c:   l = w sum_c a_c
 * (log sum exp z - z_c)   so: dz_c = w (A p_c - a_c) */
NNI_FN float nni_ce_row(const nn_loss_desc *d, float *dz, const float *z, size_t y, float w,
                        float scale, size_t c)
{
    float buf[NNI_LOSS_CHUNK], lane[16], top = z[0], sum, lse, loss, a_y, a_all,
                                         smooth = (float)d->label_smoothing,
                                         even = smooth / (float)c;
    const float *cw = d->class_weight;
    size_t i, j, k, many = c > NNI_LOSS_CHUNK;
    for (i = 1; i < c; i++) top = z[i] > top ? z[i] : top;
    memset(lane, 0, sizeof lane);
    for (i = 0; i < c; i += NNI_LOSS_CHUNK) {
        k = c - i < NNI_LOSS_CHUNK ? c - i : NNI_LOSS_CHUNK;
        for (j = 0; j < k; j++) buf[j] = z[i + j] - top;
        nn_vexpf(buf, buf, k);
        for (j = 0; j < k; j++) lane[j % 16] = lane[j % 16] + buf[j];
    }
    for (i = 8; i; i /= 2) for (j = 0; j < i; j++) lane[j] = lane[j] + lane[j + i];
    sum = lane[0];
    lse = nn_logf(sum);
    a_y = (1.0f - smooth) * (cw ? cw[y] : 1.0f);
    loss = a_y * (lse - (z[y] - top));
    a_all = a_y;
    if (smooth > 0) {
        nni_acc s = NN_ZERO, t = NN_ZERO;
        for (i = 0; i < c; i++) {
            double q = cw ? (double)cw[i] : 1.0;
            nni_acc_add(&s, q * (double)(lse - (z[i] - top)));
            nni_acc_add(&t, q);
        }
        loss = loss + even * (float)nni_acc_get(&s);
        a_all = a_all + even * (float)nni_acc_get(&t);
    }
    if (dz) {
        float f = w * scale;
        for (i = 0; i < c; i += NNI_LOSS_CHUNK) {
            k = c - i < NNI_LOSS_CHUNK ? c - i : NNI_LOSS_CHUNK;
            if (many) {
                for (j = 0; j < k; j++) buf[j] = z[i + j] - top;
                nn_vexpf(buf, buf, k);
            }
            for (j = 0; j < k; j++) {
                float a = (i + j == y ? a_y : 0.0f) + (smooth > 0 ? even * (cw ? cw[i + j] : 1.0f) : 0.0f);
                dz[i + j] = (a_all * (buf[j] / sum) - a) * f;
            }
        }
    }
    return w * loss;
}
/* k elements of the losses without softmax, t their targets: losses into l, gradients (times f) into dz. */
NNI_FN void nni_loss_chunk(nn_loss kind, float delta, float *l, float *dz, const float *x,
                           const float *t, const float *q, float f, size_t k)
{
    size_t j;
    if (kind == NN_LOSS_BCE) {
        nni_bce_for(nni_isa())(l, dz, x, t, q, f, k);
    } else if (kind == NN_LOSS_MSE) {
        for (j = 0; j < k; j++) {
            float r = x[j] - t[j];
            l[j] = r * r;
            if (dz) dz[j] = 2.0f * r * f;
        }
    } else for (j = 0; j < k; j++) {
        float r = x[j] - t[j], a = r < 0 ? -r : r;
        l[j] = a <= delta ? 0.5f * r * r : delta * (a - 0.5f * delta);
        if (dz) dz[j] = (a <= delta ? r : r > 0 ? delta : r < 0 ? -delta : r) * f;
    }
}
NN_DEF nn_status nn_loss_eval(const nn_loss_desc *d, double *value, float *dz, const float *z,
                              const int64_t *labels, const float *targets, const float *weight,
                              float *row_loss, size_t n, size_t c, nn_error *err)
{
    nn_loss kind = d->kind ? d->kind : NN_LOSS_CE;
    double den;
    float scale, delta = d->delta > 0 ? (float)d->delta : 1.0f;
    nni_acc all = NN_ZERO;
    size_t i;
    nn_status s = nni_loss_check(d, labels, targets, n, c, err);
    if (s != NN_OK) return s;
    den = nni_loss_denominator(d, labels, weight, n, c);
    scale = den > 0 ? (float)(1.0 / den) : 0.0f;
    if (kind == NN_LOSS_CE) {
        for (i = 0; i < n; i++) {
            float l = nni_ce_row(d, dz ? dz + i * c : NULL, z + i * c, (size_t)labels[i],
                                 weight ? weight[i] : 1.0f, scale, c);
            if (row_loss) row_loss[i] = l;
            nni_acc_add(&all, (double)l);
        }
    } else if (c == 1 && !weight) {                   /* one output: rows are the chunk */
        float t[NNI_LOSS_CHUNK], l[NNI_LOSS_CHUNK], q[NNI_LOSS_CHUNK];
        size_t j, k;
        for (j = 0; j < (d->pos_weight ? NNI_LOSS_CHUNK : 0); j++) q[j] = d->pos_weight[0];
        for (i = 0; i < n; i += k) {
            k = n - i < NNI_LOSS_CHUNK ? n - i : NNI_LOSS_CHUNK;
            if (!targets) for (j = 0; j < k; j++) t[j] = (float)labels[i + j];
            nni_loss_chunk(kind, delta, l, dz ? dz + i : NULL, z + i, targets ? targets + i : t,
                           d->pos_weight ? q : NULL, scale, k);
            nni_acc_many(&all, l, k);
            if (row_loss) memcpy(row_loss + i, l, k * sizeof(float));
        }
    } else for (i = 0; i < n; i++) {
        float l[NNI_LOSS_CHUNK], w = weight ? weight[i] : 1.0f, one = targets ? 0.0f : (float)labels[i];
        nni_acc row = NN_ZERO;
        size_t j, k, at;
        for (at = 0; at < c; at += k) {
            k = c - at < NNI_LOSS_CHUNK ? c - at : NNI_LOSS_CHUNK;
            nni_loss_chunk(kind, delta, l, dz ? dz + i * c + at : NULL, z + i * c + at,
                           targets ? targets + i * c + at : &one,
                           d->pos_weight ? d->pos_weight + at : NULL, w * scale, k);
            for (j = 0; j < k; j++) nni_acc_add(&row, (double)l[j]);
        }
        nni_acc_add(&all, (double)w * nni_acc_get(&row));
        if (row_loss) row_loss[i] = (float)((double)w * nni_acc_get(&row) / (double)c);
    }
    if (value) *value = den > 0 ? nni_acc_get(&all) / den : 0;
    return NN_OK;
}

/* ---- [OPTIM] ------------------------------------------------------------ */
NN_DEF const char *nn_opt_name(nn_opt o)
{
    const nn_opt_traits *row = nn_opt_get(o);
    return row ? row->name : "unknown";
}
NN_DEF nn_opt nn_opt_parse(const char *name)
{
    int i;
    for (i = 1; name && i < NN_OPT_END; i++)
        if (strcmp(name, nn_opt_get((nn_opt)i)->name) == 0) return (nn_opt)i;
    return NN_OPT_DEFAULT;
}
NNI_FN double nni_or(double v, double fallback) { return v == 0 ? fallback : v == NN_OFF ? 0 : v; }
/* The desc with its defaults filled in; fields where 0 now means 0 are literal. */
NNI_FN nn_optim_desc nni_optim_filled(const nn_optim_desc *d)
{
    nn_optim_desc r = *d;
    const nn_opt_traits *row = nn_opt_get(r.kind);
    if (!row) return r;                       /* nn_update_make refuses it */
    if (r.kind == NN_OPT_DEFAULT) r.kind = NN_OPT_ADAM;
    r.lr = nni_or(r.lr, row->lr);
    r.beta1 = nni_or(r.beta1, 0.9);
    r.beta2 = nni_or(r.beta2, row->beta2);
    r.eps = nni_or(r.eps, 1e-8);
    r.weight_decay = nni_or(r.weight_decay, row->weight_decay);
    r.head_lr = nni_or(r.head_lr, r.lr);
    return r;
}
/* n: parameters of the model; amsgrad's largest moments stand behind their n second moments */
NNI_FN nn_update_desc nni_update_desc(const nn_optim_desc *filled, double lr, double decay, uint64_t t,
                                      size_t n)
{
    nn_update_desc u = NN_ZERO;
    u.kind = filled->kind;
    u.lr = lr;
    u.momentum = filled->momentum;
    u.dampening = filled->dampening;
    u.beta1 = filled->beta1;
    u.beta2 = filled->beta2;
    u.eps = filled->eps;
    u.weight_decay = decay;
    u.nesterov = filled->nesterov;
    u.t = t;
    u.amsgrad = filled->amsgrad ? n : 0;
    return u;
}
NN_DEF double nn_schedule_factor(const nn_schedule *s, size_t epoch, uint64_t step, size_t epochs,
                                 double plateau)
{
    double f = 1, sn, cs;
    size_t period = s->period ? s->period : epochs ? epochs : 1;
    switch (s->kind) {
    case NN_SCHEDULE_STEP:
        f = nni_ipow(s->gamma > 0 ? s->gamma : 0.1, epoch / (s->every ? s->every : 30));
        break;
    case NN_SCHEDULE_EXPONENTIAL: f = nni_ipow(s->gamma > 0 ? s->gamma : 0.95, epoch); break;
    case NN_SCHEDULE_COSINE:
        nn_sincos(3.14159265358979323846 * (double)(epoch < period ? epoch : period) /
                      (double)period,
                  &sn, &cs);
        f = s->floor + (1 - s->floor) * (1 + cs) / 2;
        break;
    case NN_SCHEDULE_PLATEAU:     f = plateau; break;
    case NN_SCHEDULE_DEFAULT:
    case NN_SCHEDULE_CONSTANT:    break;
    }
    if (step < s->warmup) f = f * ((double)(step + 1) / (double)s->warmup);
    return f;
}

/* ---- [LOOP] ------------------------------------------------------------- */
#define NNI_EVAL_ROWS 256
NN_DEF nn_status nn_train_set_make(nn_train_set *s, const nn_tensor *x, const nn_tensor *y, nn_error *err)
{
    nn_train_set r = NN_ZERO;
    if (x->ndim != 2 || x->dtype != NN_F32)
        return nn_error_set(err, NN_E_ARG,
                        "nn_train_set_make: x must be f32 [n, d], got %s with %zu dimensions",
                        nn_dtype_name(x->dtype), x->ndim);
    if (y->ndim < 1 || y->ndim > 2 || y->shape[0] != x->shape[0])
        return nn_error_set(err, NN_E_ARG,
                        "nn_train_set_make: y must have one entry for each of the %zu rows",
                        x->shape[0]);
    r.x = nn_f32(x);
    r.ldx = x->shape[1];
    r.n = x->shape[0];
    if (y->dtype == NN_I64 && y->ndim == 1) r.labels = nn_i64(y);
    else if (y->dtype == NN_F32) r.targets = nn_f32(y);
    else
        return nn_error_set(err, NN_E_ARG, "nn_train_set_make: y must be i64 [n] or f32, got %s",
                        nn_dtype_name(y->dtype));
    *s = r;
    return NN_OK;
}
NN_DEF void nn_train_result_free(nn_train_result *r)
{
    nn_train_result zero = NN_ZERO;
    if (!r) return;
    nn_mem_free(r->history, r->history_count * sizeof(double), &r->alloc);
    *r = zero;
}
NNI_FN nn_mlp_input nni_set_input(const nn_train_set *s, size_t first)
{
    nn_mlp_input in = NN_ZERO;
    if (s->x) { in.x = s->x + first * s->ldx; in.ldx = s->ldx; }
    else { in.tokens = s->tokens + first * s->length; in.length = s->length; in.vocab = s->vocab; }
    return in;
}
/* Does the set fit the model and the loss? ldx is filled in. */
NNI_FN nn_status nni_set_check(const char *who, const nn_mlp *m, const nn_loss_desc *loss,
                               nn_train_set *s, nn_error *err)
{
    nn_mlp_input in;
    nn_error e = NN_ZERO;
    nn_status st;
    if (s->n == 0) return nn_error_set(err, NN_E_ARG, "%s: the set has no rows", who);
    if (s->x && s->ldx == 0) s->ldx = m->n_in;
    in = nni_set_input(s, 0);
    if (s->x && s->tokens) in.tokens = s->tokens;
    st = nni_mlp_check_input(who, m, NULL, &in, s->n, err);
    if (st != NN_OK) return st;
    st = nni_loss_check(loss, s->labels, s->targets, s->n, m->n_out, &e);
    return st == NN_OK ? NN_OK : nn_error_set(err, st, "%s: %s", who, e.msg);
}
/* Rows that are right: CE the largest logit (ties to the first), BCE every output on its target's side. */
NNI_FN size_t nni_hits(nn_loss kind, const float *z, const int64_t *labels, const float *targets,
                       size_t n, size_t c)
{
    size_t i, j, hits = 0;
    for (i = 0; i < n; i++, z += c) {
        if (kind == NN_LOSS_CE) {
            size_t best = 0;
            for (j = 1; j < c; j++) if (z[j] > z[best]) best = j;
            hits += best == (size_t)labels[i];
        } else {
            int right = 1;
            for (j = 0; j < c; j++)
                if ((z[j] > 0) != (targets ? targets[i * c + j] > 0.5f : labels[i] > 0)) right = 0;
            hits += (size_t)right;
        }
    }
    return hits;
}
/* nn_mlp_forward, the short way where there is one. */
/* A model and where it runs: w a workspace, or small one for a small net. */
typedef struct nni_train_net {
    const nn_mlp *m;
    nn_mlp_work *w;
    nni_small *small;
    const nn_mlp_run *run;
} nni_train_net;
NNI_FN nni_train_net nni_net_of(const nn_mlp *m, nn_mlp_work *w, nni_small *small, const nn_mlp_run *run)
{
    nni_train_net net;
    net.m = m;
    net.w = w;
    net.small = small;
    net.run = run;
    return net;
}
NNI_FN nn_status nni_train_forward(const nni_train_net *net, nn_mlp_input in, size_t n,
                                   const float **z, nn_error *err)
{
    const nn_mlp *m = net->m;
    nni_small *small = net->small;
    nn_status s;
    if (!small) return nn_mlp_forward(m, net->w, in, n, net->run, z, err);
    s = nni_mlp_check_input("nn_mlp_forward", m, NULL, &in, n, err);
    if (s != NN_OK) return s;
    nni_small_predict(m, small, net->run->params ? net->run->params : m->params, &in, n, small->z);
    *z = small->z;
    return s;
}
/* What to judge a model on, and how. */
typedef struct nni_judge {
    const nn_loss_desc *loss;
    const nn_train_set *set;
    double (*metric)(const float *out, const nn_train_set *set, size_t first, size_t n, void *user);
    void *user;
} nni_judge;
/* Loss and metric of a set, chunk by chunk; out [n, n_out] or NULL. */
NNI_FN nn_status nni_evaluate(const nni_train_net *net, const nni_judge *judge, double *loss_out,
                              double *metric_out, float *out, nn_error *err)
{
    const nn_mlp *m = net->m;
    const nn_loss_desc *loss = judge->loss;
    const nn_train_set *s = judge->set;
    nn_loss_desc sum = *loss;
    nn_loss kind = loss->kind ? loss->kind : NN_LOSS_CE;
    nni_acc total = NN_ZERO;
    size_t at, hits = 0, most = net->small ? NNI_EVAL_ROWS : net->w->rows;
    double metric = 0;
    sum.reduction = NN_REDUCE_SUM;
    for (at = 0; at < s->n; at += most) {
        size_t now = s->n - at < most ? s->n - at : most;
        const float *z = NULL, *targets = s->targets ? s->targets + at * m->n_out : NULL;
        const int64_t *labels = s->labels ? s->labels + at : NULL;
        double v = 0;
        nn_status st = nni_train_forward(net, nni_set_input(s, at), now, &z, err);
        if (st == NN_OK)
            st = nn_loss_eval(&sum, &v, NULL, z, labels, targets, s->weight ? s->weight + at : NULL,
                              NULL, now, m->n_out, err);
        if (st != NN_OK) return st;
        nni_acc_add(&total, v);
        if (judge->metric) metric += judge->metric(z, s, at, now, judge->user);
        else if (kind == NN_LOSS_CE || kind == NN_LOSS_BCE)
            hits += nni_hits(kind, z, labels, targets, now, m->n_out);
        if (out) memcpy(out + at * m->n_out, z, now * m->n_out * sizeof(float));
    }
    if (loss_out) {
        double den = nni_loss_denominator(loss, s->labels, s->weight, s->n, m->n_out);
        *loss_out = den > 0 ? nni_acc_get(&total) / den : 0;
    }
    if (metric_out)
        *metric_out = judge->metric                             ? metric / (double)s->n :
                      kind == NN_LOSS_CE || kind == NN_LOSS_BCE ? (double)hits / (double)s->n :
                                                                  NAN;
    return NN_OK;
}
NN_DEF nn_status nn_train_evaluate(const nn_mlp *m, const nn_train_set *set,
                                   const nn_loss_desc *loss_desc, double *loss, double *metric,
                                   float *out, int threads, nn_error *err)
{
    nn_loss_desc zero = NN_ZERO;
    nn_train_set s = *set;
    nn_mlp_work w = NN_ZERO;
    nn_mlp_run run = NN_ZERO;
    nni_small *small = NULL;
    nni_train_net net;
    nni_judge judge = NN_ZERO;
    unsigned char *block = NULL;
    size_t rows, bytes = 0;
    nn_status st;
    if (!loss_desc) loss_desc = &zero;
    st = nni_set_check("nn_train_evaluate", m, loss_desc, &s, err);
    if (st != NN_OK) return st;
    rows = s.n < NNI_EVAL_ROWS ? s.n : NNI_EVAL_ROWS;
    if (nni_small_fits(m, rows, 0)) {
        bytes = nni_small_layout(&small, m, rows, 0, s.tokens != NULL, NULL);
        block = (unsigned char *)nn_mem_alloc(bytes, &m->alloc);
        if (!block)
            return nn_error_set(err, NN_E_NOMEM, "nn_train_evaluate: out of memory, %zu bytes wanted",
                            bytes);
        (void)nni_small_layout(&small, m, rows, 0, s.tokens != NULL, block);
    } else st = nn_mlp_workspace_make(&w, m, rows, s.tokens ? NN_WORK_TOKENS : 0, NULL, &m->alloc, err);
    if (st != NN_OK) return st;
    run.threads = threads;
    net = nni_net_of(m, &w, small, &run);
    judge.loss = loss_desc;
    judge.set = &s;
    st = nni_evaluate(&net, &judge, loss, metric, out, err);
    nn_mlp_workspace_free(&w);
    nn_mem_free(block, bytes, &m->alloc);
    return st;
}

NNI_FN int nni_bad(double x) { return !(x >= 0 && x < 1e30); }
/* a value that is better when it is higher */
NNI_FN int nni_monitors_metric(nn_monitor m)
{
    return m == NN_MONITOR_METRIC || m == NN_MONITOR_METRIC_LOSS;
}
/* Checks and fills the desc; groups are resolved later. */
NNI_FN nn_status nni_train_check(nn_train_desc *r, const nn_mlp *m, nn_train_set *train,
                                 nn_train_set *val, nn_error *err)
{
    nn_status s;
    nn_update_desc ud;
    nn_update u;
    size_t i;
    if (r->epochs == 0) r->epochs = 10;
    if (r->batch_size == 0) r->batch_size = 32;
    if (r->eval_every == 0) r->eval_every = 1;
    if (r->seed == 0 && !r->literal_seed) r->seed = 1;
    if (r->loss.kind == NN_LOSS_DEFAULT) r->loss.kind = NN_LOSS_CE;
    r->optim = nni_optim_filled(&r->optim);
    if (!r->alloc.alloc) r->alloc = m->alloc;
    if ((int)r->shuffle < 0 || r->shuffle > NN_SHUFFLE_GIVEN || (int)r->monitor < 0 ||
        r->monitor > NN_MONITOR_METRIC_LOSS || (int)r->schedule.kind < 0 ||
        r->schedule.kind > NN_SCHEDULE_PLATEAU)
        return nn_error_set(err, NN_E_ARG, "nn_train: unknown shuffle %d, monitor %d or schedule %d",
                        (int)r->shuffle, (int)r->monitor, (int)r->schedule.kind);
    if (r->shuffle == NN_SHUFFLE_GIVEN && !r->order)
        return nn_error_set(err, NN_E_ARG, "nn_train: NN_SHUFFLE_GIVEN wants an order");
    if (nni_bad(r->clip_norm) || nni_bad(r->clip_value) || nni_bad(r->min_delta) ||
        nni_bad(r->diverged) || nni_bad(r->schedule.gamma) || nni_bad(r->schedule.floor) ||
        r->schedule.floor > 1 || nni_bad(r->optim.head_lr))
        return nn_error_set(err, NN_E_ARG,
                        "nn_train: clip_norm, clip_value, min_delta, diverged, head_lr and the "
                        "schedule's gamma and floor must be numbers >= 0");
    ud = nni_update_desc(&r->optim, r->optim.lr, r->optim.weight_decay, 1, m->n_params);
    s = nn_update_make(&u, &ud, err);
    if (s != NN_OK) return s;
    for (i = 0; i < r->optim.n_groups; i++)
        if (!r->optim.groups ||
            (nni_bad(r->optim.groups[i].lr) && r->optim.groups[i].lr != NN_OFF) ||
            (nni_bad(r->optim.groups[i].weight_decay) && r->optim.groups[i].weight_decay != NN_OFF))
            return nn_error_set(err, NN_E_ARG,
                "nn_train: group %zu: lr and weight_decay must be numbers >= 0 or NN_OFF", i);
    s = nni_set_check("nn_train: training set", m, &r->loss, train, err);
    if (s != NN_OK) return s;
    if (r->batch_size > train->n) r->batch_size = train->n;
    if (val->n) {
        s = nni_set_check("nn_train: validation set", m, &r->loss, val, err);
        if (s != NN_OK) return s;
    }
    if (r->monitor == NN_MONITOR_DEFAULT) r->monitor = val->n ? NN_MONITOR_LOSS : NN_MONITOR_TRAIN_LOSS;
    if (r->monitor != NN_MONITOR_TRAIN_LOSS && !val->n)
        return nn_error_set(err, NN_E_ARG, "nn_train: the monitored value needs a validation set");
    if (nni_monitors_metric(r->monitor) && !r->metric && r->loss.kind != NN_LOSS_CE &&
        r->loss.kind != NN_LOSS_BCE)
        return nn_error_set(err, NN_E_ARG, "nn_train: %s has no metric of its own to monitor: give one",
                        nn_loss_name(r->loss.kind));
    return NN_OK;
}
NNI_FN unsigned nni_train_flags(const nn_train_set *train, const nn_train_desc *d)
{
    return NN_WORK_BACKWARD | (train->tokens ? (unsigned)NN_WORK_TOKENS : 0u) |
           (d->qat ? (unsigned)NN_WORK_QAT : 0u);
}
/* One walk over everything a trainer holds; d is filled. block NULL = only count. 0 = overflow. */
NNI_FN size_t nni_train_layout(nn_trainer *t, const nn_mlp *m, const nn_train_set *train,
                               const nn_train_set *val, const nn_train_desc *d,
                               unsigned char *block)
{
    size_t at = 0, B = d->batch_size, n = train->n, np = m->n_params, nt = 2 * m->n_layers, rows,
           need = 0, most = n > val->n ? n : val->n;
    const unsigned has = nn_opt_get(d->optim.kind)->has;
    int ok = 1, momentum = (has & NN_OPT_HAS_MOMENTUM) && d->optim.momentum > 0,
        tokens = train->x == NULL, small = !d->no_fuse && nni_small_fits(m, B, 1);
    void *work, *eval;
    (void)nni_carve(block, &at, &ok, 1, sizeof *t);
    t->m1 = t->m2 = NULL;
    if ((has & NN_OPT_HAS_M) || momentum) t->m1 = (float *)nni_carve(block, &at, &ok, np, sizeof(float));
    if (!nn_size_mul(np, d->optim.amsgrad ? 2 : 1, &need)) ok = 0;
    if (has & NN_OPT_HAS_V) t->m2 = (float *)nni_carve(block, &at, &ok, need, sizeof(float));
    t->grads = d->clip_norm > 0 || d->clip_value > 0 || d->no_fuse || small ?
                   (float *)nni_carve(block, &at, &ok, np, sizeof(float)) :
                   NULL;
    t->best_params = d->keep_best ? (float *)nni_carve(block, &at, &ok, np, sizeof(float)) : NULL;
    t->order = (size_t *)nni_carve(block, &at, &ok, n, sizeof(size_t));
    t->perm = d->shuffle == NN_SHUFFLE_TORCH || d->shuffle == NN_SHUFFLE_TORCH_GENERATOR ?
                  (int64_t *)nni_carve(block, &at, &ok, n, sizeof(int64_t)) :
                  NULL;
    t->bx = NULL;
    t->bt = NULL;
    t->bl = NULL;
    t->by = NULL;
    t->bw = NULL;
    if (!nn_size_mul(B, train->x ? m->n_in : train->length, &need)) ok = 0;
    if (train->x) t->bx = (float *)nni_carve(block, &at, &ok, need, sizeof(float));
    else t->bt = (int32_t *)nni_carve(block, &at, &ok, need, sizeof(int32_t));
    if (!nn_size_mul(B, m->n_out, &need)) ok = 0;
    if (train->labels) t->bl = (int64_t *)nni_carve(block, &at, &ok, B, sizeof(int64_t));
    if (train->targets) t->by = (float *)nni_carve(block, &at, &ok, need, sizeof(float));
    if (train->weight) t->bw = (float *)nni_carve(block, &at, &ok, B, sizeof(float));
    t->dz = (float *)nni_carve(block, &at, &ok, need, sizeof(float));
    t->row_loss = (float *)nni_carve(block, &at, &ok, B, sizeof(float));
    t->group = (size_t *)nni_carve(block, &at, &ok, nt, sizeof(size_t));
    t->group_lr = (double *)nni_carve(block, &at, &ok, nt, sizeof(double));
    t->group_decay = (double *)nni_carve(block, &at, &ok, nt, sizeof(double));
    t->pool = (nn_update *)nni_carve(block, &at, &ok, nt, sizeof(nn_update));
    t->updates = (const nn_update **)nni_carve(block, &at, &ok, nt, sizeof(nn_update *));
    if (!nn_size_mul(d->epochs, 5, &need)) ok = 0;
    t->history = (double *)nni_carve(block, &at, &ok, need, sizeof(double));
    need = nn_mlp_workspace_bytes(m, B, nni_train_flags(train, d));
    if (need == 0) ok = 0;
    work = nni_carve(block, &at, &ok, need, 1);
    rows = most < NNI_EVAL_ROWS ? most : NNI_EVAL_ROWS;
    need = nn_mlp_workspace_bytes(m, rows, train->tokens || val->tokens ? NN_WORK_TOKENS : 0);
    if (need == 0) ok = 0;
    eval = nni_carve(block, &at, &ok, need, 1);
    t->small = t->small_eval = NULL;
    if (small) {
        unsigned char *p = (unsigned char *)nni_carve(
            block, &at, &ok, nni_small_layout(&t->small, m, B, 1, tokens, NULL), 1);
        if (p) {
            (void)nni_small_layout(&t->small, m, B, 1, tokens, p);
            t->small->act_keep = nni_act_keep_for(nni_isa());
        }
    }
    if (!d->no_fuse && nni_small_fits(m, rows, 0)) {
        unsigned char *p = (unsigned char *)nni_carve(
            block, &at, &ok, nni_small_layout(&t->small_eval, m, rows, 0, tokens, NULL), 1);
        if (p) (void)nni_small_layout(&t->small_eval, m, rows, 0, tokens, p);
    }
    if (block) {                          /* into memory of ours: cannot fail */
        (void)nn_mlp_workspace_make(&t->work, m, B, nni_train_flags(train, d), work, &d->alloc, NULL);
        (void)nn_mlp_workspace_make(&t->eval, m, rows,
                                    train->tokens || val->tokens ? NN_WORK_TOKENS : 0, eval,
                                    &d->alloc, NULL);
    }
    return ok ? at : 0;
}
NN_DEF size_t nn_train_bytes(const nn_mlp *m, const nn_train_set *train, const nn_train_set *val,
                             const nn_train_desc *d)
{
    nn_train_desc r = *d;
    nn_train_set a = *train, b = NN_ZERO;
    nn_trainer t;
    if (val) b = *val;
    if (nni_train_check(&r, m, &a, &b, NULL) != NN_OK) return 0;
    return nni_train_layout(&t, m, &a, &b, &r, NULL);
}
/* Learning rate and decay of each tensor, equal pairs share one group. */
NNI_FN void nni_train_groups(nn_trainer *t)
{
    const nn_optim_desc *o = &t->desc.optim;
    char name[NN_MLP_NAME + 8];
    size_t i, g, k;
    t->n_groups = 0;
    for (i = 0; i < 2 * t->model->n_layers; i++) {
        const nn_mlp_layer *y = &t->model->layers[i / 2];
        double lr = y->is_head ? o->head_lr : o->lr, wd = o->weight_decay;
        (void)nn_mlp_param(t->model, i, name);
        for (k = 0; k < o->n_groups; k++) if (nn_name_match(o->groups[k].pattern, name)) {
            lr = nni_or(o->groups[k].lr, lr);
            wd = nni_or(o->groups[k].weight_decay, wd);
            break;
        }
        t->updates[i] = NULL;
        t->group[i] = SIZE_MAX;
        if ((i & 1 ? y->frozen_bias : y->frozen_weight) || lr == 0) continue;
        for (g = 0; g < t->n_groups; g++) if (t->group_lr[g] == lr && t->group_decay[g] == wd) break;
        if (g == t->n_groups) { t->group_lr[g] = lr; t->group_decay[g] = wd; t->n_groups++; }
        t->group[i] = g;
        t->updates[i] = &t->pool[g];
    }
}
NN_DEF nn_status nn_trainer_create(nn_trainer **out, nn_mlp *m, const nn_train_set *train,
                                   const nn_train_set *val, const nn_train_desc *d, nn_error *err)
{
    nn_train_desc r = *d;
    nn_train_set a = *train, b = NN_ZERO;
    nn_trainer *t, measure;
    size_t bytes, i;
    unsigned char *block;
    nn_status s;
    if (val) b = *val;
    s = nni_train_check(&r, m, &a, &b, err);
    if (s != NN_OK) return s;
    if ((s = nn_arithmetic_check("nn_train", err)) != NN_OK) return s;
    bytes = nni_train_layout(&measure, m, &a, &b, &r, NULL);
    if (bytes == 0) return nn_error_set(err, NN_E_NOMEM, "nn_train: the memory wanted overflows");
    block = (unsigned char *)nn_mem_alloc(bytes, &r.alloc);
    if (!block) return nn_error_set(err, NN_E_NOMEM, "nn_train: out of memory, %zu bytes wanted", bytes);
    memset(block, 0, bytes);
    t = (nn_trainer *)(void *)block;
    (void)nni_train_layout(t, m, &a, &b, &r, block);
    t->model = m;
    t->train = a;
    t->val = b;
    t->desc = r;
    t->plateau = 1;
    t->team = t->team_most = nn_thread_count(r.threads);
    /* nothing to try where no product is large enough to be split */
    if (!r.fixed_threads) {
        for (i = 0; i < m->n_layers &&
                    (double)r.batch_size * (double)m->layers[i].n_in * (double)m->layers[i].n_out <
                        NNI_GEMM_PARALLEL;
             i++) {
        }
        t->team = 1;
        if (i == m->n_layers) t->team_most = 1;
    } else t->team_most = 1;
    t->hold = 8;
    t->best = t->plateau_best = NAN;
    t->block = block;
    t->bytes = bytes;
    for (i = 0; i < a.n; i++) t->order[i] = i;
    if (t->perm && !r.torch_rng) nn_torch_seed(&t->torch_rng, r.seed);
    nni_train_groups(t);
    *out = t;
    return NN_OK;
}
NN_DEF void nn_trainer_destroy(nn_trainer *t)
{
    nn_alloc a;
    if (!t) return;
    a = t->desc.alloc;
    nn_mem_free(t->block, t->bytes, &a);
}
/* Quantized weights for this pass, or NULL. */
NNI_FN nn_status nni_train_view(nn_trainer *t, const float **params, nn_error *err)
{
    *params = NULL;
    if (!t->desc.qat) return NN_OK;
    *params = t->work.qparams;
    return nn_mlp_quantize_into(t->work.qparams, t->model, t->desc.qat, err);
}
/* Which team steps fastest? Steps probe = 4, 3 run on one thread, 2, 1 on all; then the faster team
 * goes on for `hold` steps, longer each time. */
NNI_FN void nni_team_begin(nn_trainer *t)
{
    if (t->team_most < 2) return;
    if (t->probe == 0 && t->step >= t->probe_at) {
        t->probe = 4;
        t->probe_sec[0] = t->probe_sec[1] = 1e300;
    }
    if (t->probe) t->team = t->probe > 2 ? 1 : t->team_most;
}
NNI_FN void nni_team_end(nn_trainer *t, size_t rows, double seconds)
{
    double *best = &t->probe_sec[t->probe < 3];
    if (t->team_most < 2 || t->probe == 0 || rows < t->work.rows) return;
    if (seconds < *best) *best = seconds;
    if (--t->probe) return;
    t->team = t->probe_sec[1] < 0.95 * t->probe_sec[0] ? t->team_most : 1;
    t->hold = t->hold < 4096 ? t->hold * 4 : t->hold;
    t->probe_at = t->step + t->hold * (t->probe_sec[1] > 4 * t->probe_sec[0] ? 8 : 1);
}
/* A step's rows: what goes in, and what should come out. */
typedef struct nni_batch {
    nn_mlp_input in;
    const int64_t *labels;
    const float *targets, *weight;
    size_t n;
} nni_batch;
/* n rows of s from `first` on, read where they are */
NNI_FN nni_batch nni_batch_of(const nn_train_set *s, size_t first, size_t n, size_t n_out)
{
    nni_batch b;
    b.in = nni_set_input(s, first);
    b.labels = s->labels ? s->labels + first : NULL;
    b.targets = s->targets ? s->targets + first * n_out : NULL;
    b.weight = s->weight ? s->weight + first : NULL;
    b.n = n;
    return b;
}
NNI_FN nn_status nni_train_step(nn_trainer *t, const nni_batch *b, double *loss_out, nn_error *err)
{
    const nn_mlp_input in = b->in;
    const size_t n = b->n;
    nn_mlp *m = t->model;
    nn_mlp_run run = NN_ZERO;
    nni_small *small = t->small;
    const float *z = NULL;
    double loss = 0, factor, began = 0;
    size_t g, i, j;
    nn_status s = nn_arithmetic_check("nn_trainer_step", err);
    if (s != NN_OK) return s;
    nni_team_begin(t);
    if (t->probe) began = nni_clock();
    run.train = 1;
    run.seed = t->desc.seed;
    run.step = t->step;
    run.threads = t->team;
    s = nni_train_view(t, &run.params, err);
    /* switched on since */
    if (small) for (i = 0; i < m->n_layers; i++) if (m->layers[i].dropout > 0) small = NULL;
    if (s == NN_OK) {
        const nni_train_net net = nni_net_of(m, &t->work, small, &run);
        s = nni_train_forward(&net, in, n, &z, err);
    }
    if (s == NN_OK)
        s = nn_loss_eval(&t->desc.loss, &loss, t->dz, z, b->labels, b->targets, b->weight, NULL, n,
                         m->n_out, err);
    if (s != NN_OK) return s;
    if (loss_out) *loss_out = loss;
    if (!(loss - loss == 0) || (t->desc.diverged > 0 && loss > t->desc.diverged))
        return nn_error_set(err, NN_E_NONFINITE, "nn_train: epoch %zu, step %llu: the loss is %g%s",
                        t->epoch + 1, (unsigned long long)t->step + 1, loss,
                        loss - loss == 0 ? ", above the bound of divergence" : "");
    t->hits = t->desc.loss.kind == NN_LOSS_CE || t->desc.loss.kind == NN_LOSS_BCE ?
                  nni_hits(t->desc.loss.kind, z, b->labels, b->targets, n, m->n_out) :
                  0;
    factor = nn_schedule_factor(&t->desc.schedule, t->epoch, t->step, t->desc.epochs, t->plateau);
    for (g = 0; g < t->n_groups; g++) {
        nn_update_desc u = nni_update_desc(&t->desc.optim, t->group_lr[g] * factor,
                                           t->group_decay[g], t->step + 1, t->model->n_params);
        s = nn_update_make(&t->pool[g], &u, err);
        if (s != NN_OK) return s;
    }
    if (!t->grads) {
        nni_sink k = NN_ZERO;
        k.u = t->updates;
        k.params = m->params;
        k.m1 = t->m1;
        k.m2 = t->m2;
        s = nni_mlp_back(m, &t->work, in, n, &run, t->dz, &k, NULL, err);
    } else {
        nni_sink k = NN_ZERO;
        size_t most = 2 * m->n_layers;
        k.grads = t->grads;
        if (small)
            nni_small_backward(m, small, run.params ? run.params : m->params, &in, n, t->dz,
                               t->updates, t->grads);
        else s = nni_mlp_back(m, &t->work, in, n, &run, t->dz, &k, NULL, err);
        if (s != NN_OK) return s;
        if (t->desc.clip_value > 0) {
            float v = (float)t->desc.clip_value;
            for (i = 0; i < m->n_params; i++) {
                float x = t->grads[i];
                t->grads[i] = x > v ? v : x < -v ? -v : x;
            }
        }
        /* torch.nn.utils.clip_grad_norm_: coefficient max_norm / (norm + 1e-6), at most 1 */
        if (t->desc.clip_norm > 0) {
            double sq = 0, norm;
            float coef;
            for (i = 0; i < most; i++) if (nni_moves(m, t->updates, i)) {
                const nn_mlp_layer *y = &m->layers[i / 2];
                size_t nw = y->n_in * y->n_out;
                sq += nn_sumsq_f32(t->grads + y->offset + (i & 1 ? nw : 0), i & 1 ? y->n_out : nw);
            }
            norm = nni_sqrt(sq);
            if (!(norm - norm == 0))
                return nn_error_set(err, NN_E_NONFINITE,
                                "nn_train: epoch %zu, step %llu: the gradient's norm is %g",
                                t->epoch + 1, (unsigned long long)t->step + 1, norm);
            coef = (float)(t->desc.clip_norm / (norm + 1e-6));
            if (coef < 1) for (i = 0; i < m->n_params; i++) t->grads[i] = t->grads[i] * coef;
        }
        /* neighbours of one group in one call: elementwise, so the same bits */
        for (i = 0; i < most; i = j) {
            const nn_mlp_layer *y = &m->layers[i / 2];
            size_t from = y->offset + (i & 1 ? y->n_in * y->n_out : 0), to;
            const int moves = nni_moves(m, t->updates, i);
            for (j = i + 1;
                 j < most && t->updates[j] == t->updates[i] && nni_moves(m, t->updates, j) == moves;
                 j++) {
            }
            to = j == most ? m->n_params :
                             m->layers[j / 2].offset +
                                 (j & 1 ? m->layers[j / 2].n_in * m->layers[j / 2].n_out : 0);
            if (moves)
                nn_update_apply(t->updates[i], m->params + from, t->m1 ? t->m1 + from : NULL,
                                t->m2 ? t->m2 + from : NULL, t->grads + from, to - from);
        }
    }
    if (s == NN_OK) { t->step++; if (t->probe) nni_team_end(t, n, nni_clock() - began); }
    return s;
}
NN_DEF nn_status nn_trainer_step_batch(nn_trainer *t, const nn_train_set *batch, double *loss,
                                       nn_error *err)
{
    nn_train_set s = *batch;
    nni_batch b;
    nn_status st;
    if (s.n > t->work.rows)
        return nn_error_set(err, NN_E_ARG, "nn_trainer_step_batch: %zu rows, batch_size is %zu", s.n,
                        t->work.rows);
    if (!s.x != !t->train.x)
        return nn_error_set(err, NN_E_ARG,
            "nn_trainer_step_batch: the batch must be dense or tokens as the training set is");
    st = nni_set_check("nn_trainer_step_batch", t->model, &t->desc.loss, &s, err);
    if (st != NN_OK) return st;
    b = nni_batch_of(&s, 0, s.n, t->model->n_out);
    return nni_train_step(t, &b, loss, err);
}
NN_DEF nn_status nn_trainer_step(nn_trainer *t, const size_t *rows, size_t n, double *loss, nn_error *err)
{
    const nn_train_set *s = &t->train;
    size_t i, c = t->model->n_out, d = t->model->n_in;
    nni_batch b;
    int run_of_rows = 1;                             /* consecutive rows are read where they are */
    if (n == 0 || n > t->work.rows)
        return nn_error_set(err, NN_E_ARG, "nn_trainer_step: expected 1 to %zu rows, got %zu",
                        t->work.rows, n);
    for (i = 0; i < n; i++) {
        if (rows[i] >= s->n)
            return nn_error_set(err, NN_E_ARG, "nn_trainer_step: row %zu, the training set has %zu",
                            rows[i], s->n);
        if (rows[i] != rows[0] + i) run_of_rows = 0;
    }
    if (run_of_rows) {
        b = nni_batch_of(s, rows[0], n, c);
        return nni_train_step(t, &b, loss, err);
    }
    for (i = 0; i < n; i++) {
        size_t r = rows[i];
        if (t->bx) memcpy(t->bx + i * d, s->x + r * s->ldx, d * sizeof(float));
        else memcpy(t->bt + i * s->length, s->tokens + r * s->length, s->length * sizeof(int32_t));
        if (t->bl) t->bl[i] = s->labels[r];
        if (t->by) memcpy(t->by + i * c, s->targets + r * c, c * sizeof(float));
        if (t->bw) t->bw[i] = s->weight[r];
    }
    b.in = t->bx ? nn_mlp_dense(t->bx, d) : nn_mlp_tokens(t->bt, s->length, s->vocab);
    b.labels = t->bl;
    b.targets = t->by;
    b.weight = t->bw;
    b.n = n;
    return nni_train_step(t, &b, loss, err);
}
NN_DEF nn_status nn_trainer_evaluate(nn_trainer *t, const nn_train_set *set, double *loss,
                                     double *metric, nn_error *err)
{
    nn_train_set s = *set;
    nn_mlp_run run = NN_ZERO;
    nni_train_net net;
    nni_judge judge;
    nn_status st = nni_set_check("nn_trainer_evaluate", t->model, &t->desc.loss, &s, err);
    if (st == NN_OK) st = nni_train_view(t, &run.params, err);
    if (st != NN_OK) return st;
    run.threads = t->team;
    net = nni_net_of(t->model, &t->eval, t->small_eval, &run);
    judge.loss = &t->desc.loss;
    judge.set = &s;
    judge.metric = t->desc.metric;
    judge.user = t->desc.user;
    return nni_evaluate(&net, &judge, loss, metric, NULL, err);
}
/* The rows' order of the epoch that begins. */
NNI_FN void nni_train_order(nn_trainer *t)
{
    size_t i, n = t->train.n;
    nn_torch_rng *g = t->desc.torch_rng ? t->desc.torch_rng : &t->torch_rng;
    switch (t->desc.shuffle) {
    case NN_SHUFFLE_DEFAULT: {
        nn_rng r = nn_rng_make(t->desc.seed, NN_STREAM_SHUFFLE, t->epoch);
        for (i = 0; i < n; i++) t->order[i] = i;
        nn_rng_shuffle(&r, t->order, n);
        break; }
    case NN_SHUFFLE_TORCH: {
        nn_torch_rng own;
        /* base seed of the loader's workers, drawn also without any */
        (void)nn_torch_random(g);
        nn_torch_seed(&own, (uint64_t)nn_torch_random(g));          /* RandomSampler's own generator */
        nn_torch_randperm(&own, t->perm, n);
        for (i = 0; i < n; i++) t->order[i] = (size_t)t->perm[i];
        break; }
    case NN_SHUFFLE_TORCH_GENERATOR:
        (void)nn_torch_random(g);
        nn_torch_randperm(g, t->perm, n);
        for (i = 0; i < n; i++) t->order[i] = (size_t)t->perm[i];
        break;
    case NN_SHUFFLE_GIVEN:
        memcpy(t->order, t->desc.order, n * sizeof *t->order);
        break;
    case NN_SHUFFLE_NONE: break;
    }
}
/* Asks for the rows of the next batch while this one is worked on, where the set is larger than the
 * caches near the core and the batch is not. */
NNI_FN void nni_train_ahead(const nn_trainer *t, const size_t *rows, size_t n)
{
    const nn_train_set *s = &t->train;
    const size_t bytes = t->model->n_in * sizeof(float);
    size_t i, at;
    if (!s->x || t->desc.shuffle == NN_SHUFFLE_NONE || bytes * s->n < ((size_t)1 << 19) ||
        bytes * n > ((size_t)1 << 16))
        return;
    for (i = 0; i < n; i++)
        for (at = 0; at < bytes; at += 64) NNI_PREFETCH((const char *)(s->x + rows[i] * s->ldx) + at);
}
NN_DEF nn_status nn_trainer_epoch(nn_trainer *t, nn_train_event *event, nn_error *err)
{
    nn_train_event e = NN_ZERO;
    nni_acc total = NN_ZERO;
    size_t n = t->train.n, B = t->work.rows, at, rows = 0, hits = 0, k = t->epoch, E = t->desc.epochs;
    int metric = t->desc.loss.kind == NN_LOSS_CE || t->desc.loss.kind == NN_LOSS_BCE,
        higher = nni_monitors_metric(t->desc.monitor);
    double value;
    nn_status s;
    if (k >= E) return nn_error_set(err, NN_E_ARG, "nn_trainer_epoch: all %zu epochs are done", E);
    e.trainer = t;
    e.epoch = k + 1;
    e.epochs = E;
    e.steps = t->desc.drop_last ? n / B : (n + B - 1) / B;
    e.val_loss   = k ? t->history[2 * E + k - 1] : NAN;
    e.val_metric = k ? t->history[3 * E + k - 1] : NAN;
    e.metric = NAN;
    nni_train_order(t);
    for (at = 0; at < n && !(t->desc.drop_last && n - at < B); at += B) {
        size_t now = n - at < B ? n - at : B;
        e.lr = t->desc.optim.lr * nn_schedule_factor(&t->desc.schedule, k, t->step, E, t->plateau);
        if (at + now < n) nni_train_ahead(t, t->order + at + now, n - at - now < B ? n - at - now : B);
        s = nn_trainer_step(t, t->order + at, now, &e.loss, err);
        if (s != NN_OK) return s;
        nni_acc_add(&total, e.loss * (double)now);
        rows += now;
        hits += t->hits;
        e.step = t->step;
        if (t->desc.on_step && t->desc.on_step(&e, t->desc.user)) {
            t->stopped = 1;
            t->end = NN_END_CALLBACK;
            if (event) *event = e;
            return NN_OK;                         /* in the middle of an epoch: it does not count */
        }
    }
    /* PyTorch draws one more order when the sampler is exhausted */
    if (t->desc.shuffle == NN_SHUFFLE_TORCH_GENERATOR)
        nn_torch_randperm(t->desc.torch_rng ? t->desc.torch_rng : &t->torch_rng, t->perm, n);
    e.loss = rows ? nni_acc_get(&total) / (double)rows : NAN;
    e.metric = metric && rows ? (double)hits / (double)rows : NAN;
    e.val_loss = e.val_metric = NAN;
    if (t->val.n && ((k + 1) % t->desc.eval_every == 0 || k + 1 == E)) {
        if (t->perm && t->desc.torch_val_loader)
            (void)nn_torch_random(t->desc.torch_rng ? t->desc.torch_rng : &t->torch_rng);
        s = nn_trainer_evaluate(t, &t->val, &e.val_loss, &e.val_metric, err);
        if (s != NN_OK) return s;
    }
    value = t->desc.monitor == NN_MONITOR_TRAIN_LOSS ? e.loss : higher ? e.val_metric : e.val_loss;
    if (value - value == 0) {
        e.improved = !(t->best - t->best == 0) || (higher ? value > t->best + t->desc.min_delta :
                                                            value < t->best - t->desc.min_delta);
        /* a tie is no whit better by the metric, but may be by the loss of the best epoch so far */
        if (t->desc.monitor == NN_MONITOR_METRIC_LOSS && value >= t->best && value <= t->best &&
            t->best_epoch && e.val_loss < t->history[2 * E + t->best_epoch - 1])
            e.improved = 1;
        if (e.improved) {
            t->best = value;
            t->best_epoch = k + 1;
            t->bad = 0;
            if (t->best_params)
                memcpy(t->best_params, t->model->params, t->model->n_params * sizeof(float));
        } else t->bad++;
        /* torch ReduceLROnPlateau, threshold 1e-4 relative */
        if (t->desc.schedule.kind == NN_SCHEDULE_PLATEAU) {
            if (!(t->plateau_best - t->plateau_best == 0) ||
                (higher ? value > t->plateau_best * (1 + 1e-4) :
                          value < t->plateau_best * (1 - 1e-4))) {
                t->plateau_best = value;
                t->plateau_bad = 0;
            } else if (++t->plateau_bad >
                       (t->desc.schedule.patience ? t->desc.schedule.patience : 10)) {
                t->plateau = t->plateau * (t->desc.schedule.gamma > 0 ? t->desc.schedule.gamma : 0.1);
                if (t->plateau < t->desc.schedule.floor) t->plateau = t->desc.schedule.floor;
                t->plateau_bad = 0;
            }
        }
        if (t->desc.patience && t->bad >= t->desc.patience) { t->stopped = 1; t->end = NN_END_PATIENCE; }
        if ((t->desc.stop_at > 0 || t->desc.stop_at < 0) &&
            (higher ? value >= t->desc.stop_at : value <= t->desc.stop_at)) {
            t->stopped = 1;
            t->end = NN_END_TARGET;
        }
    }
    t->history[k] = e.loss;
    t->history[E + k] = e.metric;
    t->history[2 * E + k] = e.val_loss;
    t->history[3 * E + k] = e.val_metric;
    t->history[4 * E + k] = e.lr;
    t->epoch++;
    if (t->desc.on_epoch && t->desc.on_epoch(&e, t->desc.user) && !t->stopped) {
        t->stopped = 1;
        t->end = NN_END_CALLBACK;
    }
    if (event) *event = e;
    return NN_OK;
}
/* A result of the epochs so far. */
NNI_FN nn_status nni_train_result(const nn_trainer *t, nn_train_result *out, nn_error *err)
{
    nn_train_result r = NN_ZERO;
    size_t i, k = t->epoch, E = t->desc.epochs, room = k ? k : 1;
    r.alloc = t->desc.alloc;
    r.history_count = 5 * room;
    r.history = (double *)nni_new(r.history_count, sizeof(double), &r.alloc);
    if (!r.history)
        return nn_error_set(err, NN_E_NOMEM, "nn_train: out of memory for the history of %zu epochs",
                        k);
    for (i = 0; i < 5; i++) memcpy(r.history + i * room, t->history + i * E, k * sizeof(double));
    r.train_loss   = r.history;
    r.train_metric = r.history + room;
    r.val_loss     = r.history + 2 * room;
    r.val_metric   = r.history + 3 * room;
    r.lr           = r.history + 4 * room;
    r.epochs = k;
    r.steps = t->step;
    r.best_epoch = t->best_epoch;
    r.best = t->best;
    r.end = t->end;
    *out = r;
    return NN_OK;
}
NN_DEF nn_status nn_trainer_run(nn_trainer *t, nn_train_result *result, nn_error *err)
{
    nn_train_result r = NN_ZERO;
    nn_status s = NN_OK;
    if (t->stopped && t->end == NN_END_CALLBACK) { t->stopped = 0; t->end = NN_END_EPOCHS; }
    while (s == NN_OK && !t->stopped && t->epoch < t->desc.epochs) s = nn_trainer_epoch(t, NULL, err);
    if (s != NN_OK) return s;
    if (result) {
        s = nni_train_result(t, &r, err);
        if (s != NN_OK) return s;
        *result = r;
    }
    if (t->best_params && t->best_epoch)
        memcpy(t->model->params, t->best_params, t->model->n_params * sizeof(float));
    return NN_OK;
}
NN_DEF nn_status nn_train_fit(nn_mlp *m, const nn_train_set *train, const nn_train_set *val,
                              const nn_train_desc *d, nn_train_result *result, nn_error *err)
{
    nn_trainer *t = NULL;
    nn_status s = nn_trainer_create(&t, m, train, val, d, err);
    if (s == NN_OK) s = nn_trainer_run(t, result, err);
    nn_trainer_destroy(t);
    return s;
}

/* Saved arrays of a trainer: name, dtype, values, count; i counts up, 0 = no more. The same walk
 * saves and restores. */
#define NNI_STATE_INTS 9
#define NNI_TORCH_INTS 628
NNI_FN nn_status nni_state_put(nn_dict *d, const char *name, nn_dtype dtype, const void *data,
                               size_t n, nn_error *err)
{
    nn_tensor t = NN_ZERO;
    nn_status s = nn_tensor_make1(&t, dtype, n, &d->alloc, err);
    if (s != NN_OK) return s;
    memcpy(t.data, data, n * t.itemsize);
    s = nn_dict_put(d, name, &t, err);
    if (s != NN_OK) nn_tensor_free(&t);
    return s;
}
NN_DEF nn_status nn_trainer_state(const nn_trainer *t, nn_dict *out, nn_error *err)
{
    nn_dict d = NN_ZERO;
    const nn_mlp *m = t->model;
    const nn_torch_rng *g = t->desc.torch_rng ? t->desc.torch_rng : &t->torch_rng;
    int64_t ints[NNI_STATE_INTS], words[NNI_TORCH_INTS];
    double vals[3], normals[2];
    char name[NN_MLP_NAME + 16], param[NN_MLP_NAME + 8];
    size_t i, done = 0, n2 = m->n_params * (t->desc.optim.amsgrad ? 2 : 1);
    nn_status s = NN_OK;
    d.alloc = out->alloc;
    for (i = 0; i < 2 * m->n_layers && s == NN_OK; i++) {
        nn_tensor v = nn_mlp_param(m, i, param), c = NN_ZERO;
        (void)snprintf(name, sizeof name, "model.%s", param);
        s = nn_tensor_copy(&c, &v, &d.alloc, err);
        if (s == NN_OK && (s = nn_dict_put(&d, name, &c, err)) != NN_OK) nn_tensor_free(&c);
    }
    ints[0] = 1;                                     /* version */
    ints[1] = (int64_t)t->epoch;
    ints[2] = (int64_t)t->step;
    ints[3] = (int64_t)t->plateau_bad;
    ints[4] = (int64_t)t->bad;
    ints[5] = (int64_t)t->best_epoch;
    ints[6] = (int64_t)t->end;
    ints[7] = t->stopped;
    ints[8] = (int64_t)t->desc.optim.kind;
    vals[0] = t->plateau;
    vals[1] = t->plateau_best;
    vals[2] = t->best;
    if (s == NN_OK) s = nni_state_put(&d, "state.counters", NN_I64, ints, NNI_STATE_INTS, err);
    if (s == NN_OK) s = nni_state_put(&d, "state.values", NN_F64, vals, 3, err);
    if (s == NN_OK && t->m1) s = nni_state_put(&d, "state.m1", NN_F32, t->m1, m->n_params, err);
    if (s == NN_OK && t->m2) s = nni_state_put(&d, "state.m2", NN_F32, t->m2, n2, err);
    if (s == NN_OK && t->best_params)
        s = nni_state_put(&d, "state.best_params", NN_F32, t->best_params, m->n_params, err);
    if (s == NN_OK && t->perm) {
        for (i = 0; i < 624; i++) words[i] = (int64_t)g->mt.mt[i];
        words[624] = (int64_t)g->mt.pos;
        words[625] = g->mt.has_gauss;
        words[626] = g->has_normal;
        words[627] = 0;
        normals[0] = g->mt.gauss;
        normals[1] = g->normal;
        s = nni_state_put(&d, "state.torch", NN_I64, words, NNI_TORCH_INTS, err);
        if (s == NN_OK) s = nni_state_put(&d, "state.torch_normals", NN_F64, normals, 2, err);
    }
    if (s == NN_OK) {
        nn_tensor h = NN_ZERO;
        s = nn_tensor_make2(&h, NN_F64, 5, t->epoch, &d.alloc, err);
        if (s == NN_OK) {
            for (i = 0; i < 5; i++)
                if (t->epoch)
                    memcpy(nn_f64(&h) + i * t->epoch, t->history + i * t->desc.epochs,
                           t->epoch * sizeof(double));
            s = nn_dict_put(&d, "state.history", &h, err);
            nn_tensor_free(&h);
        }
    }
    for (i = 0; i < d.count && s == NN_OK; i++) {
        s = nn_dict_put(out, d.items[i].name, &d.items[i].value, err);
        done += s == NN_OK;
    }
    if (s != NN_OK) for (i = 0; i < done; i++) (void)nn_dict_remove(out, d.items[i].name);
    nn_dict_free(&d);
    return s;
}
NNI_FN const nn_tensor *nni_state_get(const nn_dict *d, const char *name, nn_dtype dtype, size_t n,
                                      nn_error *err)
{
    const nn_tensor *t = nn_dict_get(d, name);
    if (!t) (void)nn_error_set(err, NN_E_ARG, "nn_trainer_restore: '%s' is missing", name);
    else if (t->dtype != dtype || nn_tensor_count(t) != n)
        (void)nn_error_set(err, NN_E_ARG, "nn_trainer_restore: '%s': expected %zu of %s, got %zu of %s",
                       name, n, nn_dtype_name(dtype), nn_tensor_count(t), nn_dtype_name(t->dtype));
    else return t;
    return NULL;
}
NN_DEF nn_status nn_trainer_restore(nn_trainer *t, const nn_dict *d, nn_error *err)
{
    nn_mlp *m = t->model;
    const nn_tensor *ints = nni_state_get(d, "state.counters", NN_I64, NNI_STATE_INTS, err), *vals,
                    *m1 = NULL, *m2 = NULL, *best = NULL, *words = NULL, *normals = NULL, *hist;
    char name[NN_MLP_NAME + 16], param[NN_MLP_NAME + 8];
    size_t i, epoch, np = m->n_params, n2 = np * (t->desc.optim.amsgrad ? 2 : 1);
    const int64_t *c;
    if (!ints) return NN_E_ARG;
    c = nn_i64(ints);
    if (c[0] != 1)
        return nn_error_set(err, NN_E_UNSUPPORTED,
                        "nn_trainer_restore: state of version %lld, expected 1", (long long)c[0]);
    for (i = 1; i < NNI_STATE_INTS; i++)
        if (c[i] < 0)
            return nn_error_set(err, NN_E_ARG, "nn_trainer_restore: counter %zu is negative", i);
    if (c[8] != (int64_t)t->desc.optim.kind)
        return nn_error_set(
            err, NN_E_ARG, "nn_trainer_restore: the state is of %s, the trainer uses %s",
            c[8] < NN_OPT_END ? nn_opt_name((nn_opt)c[8]) : "another optimizer",
            nn_opt_name(t->desc.optim.kind));
    if ((uint64_t)c[1] > t->desc.epochs)
        return nn_error_set(err, NN_E_ARG,
                        "nn_trainer_restore: the state has %lld epochs behind it, this run has %zu",
                        (long long)c[1], t->desc.epochs);
    if (c[5] > c[1])
        return nn_error_set(err, NN_E_ARG,
                        "nn_trainer_restore: the best epoch %lld is none of the %lld done",
                        (long long)c[5], (long long)c[1]);
    if (c[6] > (int64_t)NN_END_TARGET)
        return nn_error_set(err, NN_E_ARG, "nn_trainer_restore: unknown end %lld", (long long)c[6]);
    epoch = (size_t)c[1];
    if (!(vals = nni_state_get(d, "state.values", NN_F64, 3, err))) return NN_E_ARG;
    if (!(hist = nni_state_get(d, "state.history", NN_F64, 5 * epoch, err))) return NN_E_ARG;
    if (t->m1 && !(m1 = nni_state_get(d, "state.m1", NN_F32, np, err))) return NN_E_ARG;
    if (t->m2 && !(m2 = nni_state_get(d, "state.m2", NN_F32, n2, err))) return NN_E_ARG;
    if (t->best_params && !(best = nni_state_get(d, "state.best_params", NN_F32, np, err))) return NN_E_ARG;
    if (t->perm && !(words = nni_state_get(d, "state.torch", NN_I64, NNI_TORCH_INTS, err))) return NN_E_ARG;
    if (t->perm && !(normals = nni_state_get(d, "state.torch_normals", NN_F64, 2, err))) return NN_E_ARG;
    if (words && (nn_i64(words)[624] < 0 || nn_i64(words)[624] > 624))
        return nn_error_set(err, NN_E_ARG, "nn_trainer_restore: 'state.torch' has position %lld",
                        (long long)nn_i64(words)[624]);
    for (i = 0; i < 2 * m->n_layers; i++) {
        nn_tensor v = nn_mlp_param(m, i, param);
        (void)snprintf(name, sizeof name, "model.%s", param);
        if (!nni_state_get(d, name, NN_F32, nn_tensor_count(&v), err)) return NN_E_ARG;
    }
    for (i = 0; i < 2 * m->n_layers; i++) {           /* everything is there: nothing below can fail */
        nn_tensor v = nn_mlp_param(m, i, param);
        (void)snprintf(name, sizeof name, "model.%s", param);
        memcpy(v.data, nn_dict_get(d, name)->data, nn_tensor_bytes(&v));
    }
    if (m1) memcpy(t->m1, m1->data, np * sizeof(float));
    if (m2) memcpy(t->m2, m2->data, n2 * sizeof(float));
    if (best) memcpy(t->best_params, best->data, np * sizeof(float));
    if (words) {
        nn_torch_rng *g = t->desc.torch_rng ? t->desc.torch_rng : &t->torch_rng;
        const int64_t *w = nn_i64(words);
        for (i = 0; i < 624; i++) g->mt.mt[i] = (uint32_t)w[i];
        g->mt.pos = (unsigned)w[624];
        g->mt.has_gauss = w[625] != 0;
        g->has_normal = w[626] != 0;
        g->mt.gauss = nn_f64(normals)[0];
        g->normal = nn_f64(normals)[1];
    }
    for (i = 0; i < 5 && epoch; i++)
        memcpy(t->history + i * t->desc.epochs, nn_f64(hist) + i * epoch, epoch * sizeof(double));
    t->epoch = epoch;
    t->step = (uint64_t)c[2];
    t->plateau_bad = (size_t)c[3];
    t->bad = (size_t)c[4];
    t->best_epoch = (size_t)c[5];
    t->end = (nn_train_end)c[6];
    t->stopped = c[7] != 0 && t->end != NN_END_CALLBACK;
    t->plateau = nn_f64(vals)[0];
    t->plateau_best = nn_f64(vals)[1];
    t->best = nn_f64(vals)[2];
    return NN_OK;
}

NN_DEF void nn_two_stage_result_free(nn_two_stage_result *r)
{
    nn_two_stage_result zero = NN_ZERO;
    if (!r) return;
    nn_train_result_free(&r->stage1);
    nn_train_result_free(&r->stage2);
    *r = zero;
}
/* What stage 1 is, whichever labels it sees. */
NNI_FN nn_train_desc nni_stage1_desc(const nn_two_stage_desc *d)
{
    nn_train_desc one = d->train;
    if (one.loss.kind == NN_LOSS_DEFAULT) one.loss.kind = NN_LOSS_BCE;
    one.epochs = d->stage1_epochs ? d->stage1_epochs : 10;
    one.patience = 0;
    one.keep_best = 0;
    one.eval_every = 1;
    one.stop_at = 0;
    one.monitor = NN_MONITOR_LOSS;
    return one;
}
NN_DEF nn_status nn_train_two_stage(nn_mlp *m, nn_mlp *degraded, const nn_two_stage_desc *d,
                                    nn_two_stage_result *out, nn_error *err)
{
    nn_two_stage_result r = NN_ZERO;
    nn_train_desc one, two = d->train;
    nn_train_event e;
    nn_trainer *t = NULL;
    size_t l;
    double ratio = d->improve_ratio > 0 ? d->improve_ratio : 0.95,
           factor = d->lr_factor > 0 ? d->lr_factor : 0.1, first = NAN, lr;
    nn_status s;
    if (d->val.n == 0)
        return nn_error_set(err, NN_E_ARG, "nn_train_two_stage: a clean validation set is required");
    if (!nni_mlp_same_shape(m, degraded))
        return nn_error_set(err, NN_E_ARG,
                        "nn_train_two_stage: degraded must be a model of the same shape");
    one = nni_stage1_desc(d);
    two.loss = one.loss;
    two.monitor = NN_MONITOR_LOSS;
    s = nn_trainer_create(&t, m, &d->corrupted, &d->val, &one, err);
    if (s != NN_OK) return s;
    while (s == NN_OK && !t->stopped && t->epoch < t->desc.epochs) {
        s = nn_trainer_epoch(t, &e, err);
        if (s != NN_OK || t->stopped) break;
        if (d->stage1_fixed) continue;
        if (t->epoch == 1) first = e.val_loss;
        else if (e.val_loss <= ratio * first) { r.accepted = 1; break; }
    }
    if (s == NN_OK && d->stage1_fixed && t->epoch == t->desc.epochs) r.accepted = 1;
    if (s == NN_OK && t->stopped && !r.accepted)
        s = nn_error_set(err, NN_E_STOPPED, "nn_train_two_stage: a callback stopped stage 1");
    if (s == NN_OK) s = nni_train_result(t, &r.stage1, err);
    if (s == NN_OK && t->epoch) { r.degraded_loss = e.val_loss; r.degraded_metric = e.val_metric; }
    lr = t->desc.optim.lr;
    two.optim.head_lr = t->desc.optim.head_lr * factor;
    nn_trainer_destroy(t);
    t = NULL;
    r.improved_loss = r.improved_metric = NAN;
    if (s == NN_OK) s = nn_mlp_copy_params(degraded, m, err);
    if (s == NN_OK && r.accepted) {
        two.epochs = d->stage2_epochs ? d->stage2_epochs : 10;
        two.keep_best = 1;
        two.eval_every = 1;
        two.optim.lr = lr * factor;
        /* other orders than stage 1's */
        two.seed = (one.seed || one.literal_seed ? one.seed : 1) ^ ((uint64_t)1 << 63);
        for (l = 0; d->last_layer_only && l + 1 < m->n_layers; l++)
            m->layers[l].frozen_weight = m->layers[l].frozen_bias = 1;
        s = nn_train_fit(m, &d->clean, &d->val, &two, &r.stage2, err);
        for (l = 0; d->last_layer_only && l + 1 < m->n_layers; l++)
            m->layers[l].frozen_weight = m->layers[l].frozen_bias = 0;
        if (s == NN_OK && r.stage2.best_epoch) {
            r.improved_loss = r.stage2.val_loss[r.stage2.best_epoch - 1];
            r.improved_metric = r.stage2.val_metric[r.stage2.best_epoch - 1];
        }
    }
    if (s != NN_OK) { nn_two_stage_result_free(&r); return s; }
    *out = r;
    return NN_OK;
}
NN_DEF nn_status nn_train_control(nn_mlp *m, const nn_two_stage_desc *d, size_t epochs,
                                  nn_error *err)
{
    nn_train_desc one = nni_stage1_desc(d);
    nn_train_result r = NN_ZERO;
    nn_status s;
    one.epochs = epochs;
    one.monitor = NN_MONITOR_TRAIN_LOSS;
    s = nn_train_fit(m, &d->clean, NULL, &one, &r, err);
    nn_train_result_free(&r);
    return s;
}

/* ---- [POPULATION] ------------------------------------------------------- */
NN_DEF nn_status nn_population_run(size_t n, nn_population_job job, void *user, int threads, nn_error *err)
{
    size_t worst = n;
    nn_status status = NN_OK;
    nn_error first = NN_ZERO;
    long long i, count = (long long)n;
    int nt = nn_thread_count(threads);
    (void)nt;
    NN_OMP(parallel for schedule(dynamic, 1) num_threads(nt) if(nt > 1))
    for (i = 0; i < count; i++) {
        nn_error e = NN_ZERO;
        nn_status s = job((size_t)i, user, &e);
        if (s != NN_OK) {
            NN_OMP(critical(nni_population))
            if ((size_t)i < worst) { worst = (size_t)i; status = s; first = e; }
        }
    }
    if (status != NN_OK && err) *err = first;
    return status;
}
typedef struct nni_population {
    nn_mlp *const *model;
    const nn_train_set *train, *val; size_t train_stride, val_stride;
    const nn_train_desc *desc; size_t desc_stride;
    nn_train_result *result;
    nn_status *status;
} nni_population;
NNI_FN nn_status nni_population_job(size_t i, void *user, nn_error *err)
{
    const nni_population *p = (const nni_population *)user;
    nn_train_desc d = p->desc[i * p->desc_stride];
    nn_status s;
    d.threads = 1;
    s = nn_train_fit(p->model[i], p->train + i * p->train_stride,
                     p->val ? p->val + i * p->val_stride : NULL, &d,
                     p->result ? p->result + i : NULL, err);
    if (p->status) p->status[i] = s;
    return s;
}
NN_DEF nn_status nn_train_population(nn_mlp *const *model, size_t n, const nn_train_set *train,
                                     size_t train_stride, const nn_train_set *val,
                                     size_t val_stride, const nn_train_desc *desc,
                                     size_t desc_stride, nn_train_result *result, nn_status *status,
                                     int threads, nn_error *err)
{
    nni_population p;
    p.model = model;
    p.train = train;
    p.val = val;
    p.train_stride = train_stride;
    p.val_stride = val_stride;
    p.desc = desc;
    p.desc_stride = desc_stride;
    p.result = result;
    p.status = status;
    return nn_population_run(n, nni_population_job, &p, threads, err);
}

/* ---- [METRICS] ---------------------------------------------------------- */
NN_DEF double nn_accuracy(const int64_t *y, const int64_t *pred, size_t n)
{
    size_t i, hit = 0;
    for (i = 0; i < n; i++) hit += y[i] == pred[i];
    return n ? (double)hit / (double)n : nni_nan();
}
NN_DEF double nn_topk_accuracy(const int64_t *y, const double *score, size_t n, size_t k, size_t top)
{
    size_t i, c, hit = 0;
    for (i = 0; i < n; i++) {
        const double *s = score + i * k;
        size_t above = 0, label = (size_t)y[i];
        if (y[i] < 0 || label >= k) continue;
        for (c = 0; c < k; c++) above += s[c] > s[label] || (c > label && s[c] == s[label]);
        hit += above < top;
    }
    return n ? (double)hit / (double)n : nni_nan();
}
NN_DEF void nn_argmax_rows(int64_t *out, const double *score, size_t n, size_t k)
{
    size_t i, c, best;
    for (i = 0; i < n; i++, score += k) {
        for (best = 0, c = 1; c < k; c++) if (score[c] > score[best]) best = c;
        out[i] = (int64_t)best;
    }
}
NN_DEF void nn_argmax_rows_f32(int64_t *out, const float *score, size_t n, size_t k)
{
    size_t i, c, best;
    for (i = 0; i < n; i++, score += k) {
        for (best = 0, c = 1; c < k; c++) if (score[c] > score[best]) best = c;
        out[i] = (int64_t)best;
    }
}
NN_DEF nn_status nn_confusion_matrix(int64_t *cm, const int64_t *y, const int64_t *pred, size_t n,
                                     size_t k, nn_error *err)
{
    size_t i, cells;
    if (k < 1 || !nn_size_mul(k, k, &cells))
        return nn_error_set(err, NN_E_ARG, "nn_confusion_matrix: expected at least one class, got %zu",
                        k);
    for (i = 0; i < n; i++) {
        if (y[i] < 0 || (uint64_t)y[i] >= k)
            return nn_error_set(err, NN_E_ARG,
                            "nn_confusion_matrix: row %zu: expected a label of 0 to %zu, got %lld",
                            i, k - 1, (long long)y[i]);
        if (pred[i] < 0 || (uint64_t)pred[i] >= k)
            return nn_error_set(err, NN_E_ARG,
                "nn_confusion_matrix: row %zu: expected a prediction of 0 to %zu, got %lld", i,
                k - 1, (long long)pred[i]);
    }
    for (i = 0; i < cells; i++) cm[i] = 0;
    for (i = 0; i < n; i++) cm[(size_t)y[i] * k + (size_t)pred[i]]++;
    return NN_OK;
}
NNI_FN double nni_ratio(double a, double b) { return b > 0.0 ? a / b : 0.0; }
/* scikit-learn: f1 = 2 tp / (2 tp + fp + fn), 0 when that is 0/0 */
NNI_FN nn_class_score nni_class_score(const int64_t *cm, size_t k, size_t c, int64_t *predicted)
{
    nn_class_score s;
    int64_t tp = cm[c * k + c], row = 0, col = 0;
    size_t j;
    for (j = 0; j < k; j++) { row += cm[c * k + j]; col += cm[j * k + c]; }
    s.precision = nni_ratio((double)tp, (double)col);
    s.recall = nni_ratio((double)tp, (double)row);
    s.f1 = nni_ratio(2.0 * (double)tp, (double)row + (double)col);
    s.support = row;
    *predicted = col;
    return s;
}
/* all: average macro over every class (scikit-learn's labels = all), else over those that occur */
NNI_FN void nni_class_averages(nn_class_metrics *m, nn_class_score *per_class, const int64_t *cm,
                               size_t k, int all)
{
    nn_class_metrics r = NN_ZERO;
    int64_t total = 0, hit = 0, predicted;
    double recalls = 0.0;
    size_t c, with_rows = 0, used = 0;
    for (c = 0; c < k; c++) {
        nn_class_score s = nni_class_score(cm, k, c, &predicted);
        if (per_class) per_class[c] = s;
        total += s.support;
        hit += cm[c * k + c];
        if (s.support) { recalls += s.recall; with_rows++; }
        r.n_classes_seen += s.support || predicted;
        if (!all && !s.support && !predicted) continue;
        used++;
        r.macro.precision += s.precision;
        r.macro.recall += s.recall;
        r.macro.f1 += s.f1;
        r.weighted.precision += s.precision * (double)s.support;
        r.weighted.recall += s.recall * (double)s.support;
        r.weighted.f1 += s.f1 * (double)s.support;
    }
    r.macro.support = r.weighted.support = r.micro.support = total;
    r.accuracy = total ? (double)hit / (double)total : nni_nan();
    r.balanced_accuracy = with_rows ? recalls / (double)with_rows : nni_nan();
    r.micro.precision = r.micro.recall = r.micro.f1 = nni_ratio((double)hit, (double)total);
    if (used) {
        r.macro.precision /= (double)used;
        r.macro.recall /= (double)used;
        r.macro.f1 /= (double)used;
    }
    if (total) {
        r.weighted.precision /= (double)total;
        r.weighted.recall /= (double)total;
        r.weighted.f1 /= (double)total;
    }
    if (m) *m = r;
}
NN_DEF void nn_class_metrics_make(nn_class_metrics *m, nn_class_score *per_class, const int64_t *cm,
                                  size_t k)
{
    nni_class_averages(m, per_class, cm, k, 0);
}
/* A growing text in the caller's buffer, counting what did not fit, as snprintf does. */
typedef struct nni_text { char *buf; size_t cap, len; } nni_text;
NNI_FN void nni_text_put(nni_text *t, const char *s, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++, t->len++) if (t->len + 1 < t->cap) t->buf[t->len] = s[i];
    if (t->cap) t->buf[t->len < t->cap ? t->len : t->cap - 1] = 0;
}
NNI_FN size_t nni_text_width(const char *s)      /* code points, as Python pads */
{
    size_t w = 0;
    for (; *s; s++) w += ((unsigned char)*s & 0xC0) != 0x80;
    return w;
}
NNI_FN void nni_text_right(nni_text *t, const char *s, size_t width)
{
    size_t w = nni_text_width(s);
    for (; w < width; w++) nni_text_put(t, " ", 1);
    nni_text_put(t, s, strlen(s));
}
/* v >= 0 with a fixed number of decimals, whatever the locale's decimal point is */
NNI_FN void nni_fixed(char out[40], double v, int digits)
{
    char raw[64];
    size_t i, n, o = 0;
    int in_point = 0;
    (void)snprintf(raw, sizeof raw, "%.*f", digits, v);
    n = strlen(raw);
    for (i = 0; i < n && o < 38; i++) {
        if ((raw[i] >= '0' && raw[i] <= '9') || raw[i] == '-' || (raw[i] >= 'a' && raw[i] <= 'z')) {
            out[o++] = raw[i];
            in_point = 0;
        } else if (!in_point) {
            out[o++] = '.';
            in_point = 1;
        }
    }
    out[o] = 0;
}
NNI_FN void nni_report_row(nni_text *t, const char *name, size_t width, const nn_class_score *s,
                           int digits, int only_f1)
{
    char num[40];
    int j;
    nni_text_right(t, name, width);
    nni_text_put(t, " ", 1);
    for (j = 0; j < 3; j++) {
        nni_fixed(num, j == 0 ? s->precision : j == 1 ? s->recall : s->f1, digits);
        nni_text_put(t, " ", 1);
        nni_text_right(t, only_f1 && j < 2 ? "" : num, 9);
    }
    (void)snprintf(num, sizeof num, "%lld", (long long)s->support);
    nni_text_put(t, " ", 1);
    nni_text_right(t, num, 9);
    nni_text_put(t, "\n", 1);
}
NN_DEF size_t nn_class_report(char *buf, size_t cap, const int64_t *cm, size_t k,
                              const char *const *names, int digits, int all_classes)
{
    static const char *const head[4] = { "precision", "recall", "f1-score", "support" };
    nn_class_metrics m;
    nni_text t;
    size_t c, j, width;
    char num[32];
    t.buf = buf;
    t.cap = cap;
    t.len = 0;
    if (cap) buf[0] = 0;
    if (digits <= 0) digits = 2;
    if (digits > 9) digits = 9;
    nni_class_averages(&m, NULL, cm, k, all_classes);
    width = nni_text_width("weighted avg");
    if ((size_t)digits > width) width = (size_t)digits;
    for (c = 0; c < k; c++) {
        int64_t predicted;
        nn_class_score s = nni_class_score(cm, k, c, &predicted);
        if (!all_classes && !s.support && !predicted) continue;
        (void)snprintf(num, sizeof num, "%zu", c);
        j = nni_text_width(names ? names[c] : num);
        if (j > width) width = j;
    }
    nni_text_right(&t, "", width);
    nni_text_put(&t, " ", 1);
    for (j = 0; j < 4; j++) { nni_text_put(&t, " ", 1); nni_text_right(&t, head[j], 9); }
    nni_text_put(&t, "\n\n", 2);
    for (c = 0; c < k; c++) {
        int64_t predicted;
        nn_class_score s = nni_class_score(cm, k, c, &predicted);
        if (!all_classes && !s.support && !predicted) continue;
        (void)snprintf(num, sizeof num, "%zu", c);
        nni_report_row(&t, names ? names[c] : num, width, &s, digits, 0);
    }
    nni_text_put(&t, "\n", 1);
    nni_report_row(&t, "accuracy", width, &m.micro, digits, 1);
    nni_report_row(&t, "macro avg", width, &m.macro, digits, 0);
    nni_report_row(&t, "weighted avg", width, &m.weighted, digits, 0);
    return t.len;
}
/* AUC of score[i*stride] for pos(i) = (y[i] == cls); idx, tmp, key [n] are scratch. Twice the area
 * counted in whole pairs fits 64 bits up to 3e9 rows, so the result is exact but for one division. */
NNI_FN double nni_auc(const int64_t *y, int64_t cls, int nonzero, const double *score,
                      size_t stride, size_t n, size_t *idx, size_t *tmp, double *key)
{
    uint64_t tp = 0, fp = 0, twice = 0;
    size_t i, j;
    for (i = 0; i < n; i++) key[i] = score[i * stride];
    nni_sort_index(idx, tmp, key, n, 1);
    for (i = 0; i < n; i = j) {
        uint64_t dt = 0, df = 0;
        for (j = i; j < n && key[idx[j]] == key[idx[i]]; j++) {
            int p = nonzero ? y[idx[j]] != 0 : y[idx[j]] == cls;
            if (p) dt++; else df++;
        }
        twice += df * (2 * tp + dt);
        tp += dt;
        fp += df;
    }
    return tp && fp ? (double)twice / (2.0 * (double)tp * (double)fp) : nni_nan();
}
NNI_FN nn_status nni_auc_check(const char *where, const double *score, size_t n, size_t k, nn_error *err)
{
    size_t i;
    for (i = 0; i < n * k; i++)
        if (score[i] != score[i])
            return nn_error_set(err, NN_E_ARG, "%s: row %zu, class %zu: the score is nan", where, i / k,
                            i % k);
    return NN_OK;
}
NN_DEF nn_status nn_roc_auc_ovr(double *macro, double *weighted, double *per_class,
                                const int64_t *y, const double *score, size_t n, size_t k,
                                const nn_alloc *alloc, nn_error *err)
{
    const size_t room = n ? n : 1;
    size_t c, i, bytes, *idx;
    double sum = 0.0, wsum = 0.0, wtotal = 0.0;
    nn_status s;
    if (k < 2) return nn_error_set(err, NN_E_ARG, "nn_roc_auc_ovr: expected at least 2 classes, got %zu", k);
    for (i = 0; i < n; i++)
        if (y[i] < 0 || (uint64_t)y[i] >= k)
            return nn_error_set(err, NN_E_ARG,
                            "nn_roc_auc_ovr: row %zu: expected a label of 0 to %zu, got %lld", i,
                            k - 1, (long long)y[i]);
    if ((s = nni_auc_check("nn_roc_auc_ovr", score, n, k, err)) != NN_OK) return s;
    if (!nn_size_mul(room, 2 * sizeof *idx + sizeof(double), &bytes) ||
        (idx = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_roc_auc_ovr: out of memory for %zu rows", n);
    for (c = 0; c < k; c++) {
        double a = nni_auc(y, (int64_t)c, 0, score + c, k, n, idx, idx + room,
                           (double *)(void *)(idx + 2 * room)),
               support = 0.0;
        for (i = 0; i < n; i++) support += y[i] == (int64_t)c;
        if (per_class) per_class[c] = a;
        sum += a;
        if (support > 0.0) { wsum += a * support; wtotal += support; }
    }
    nn_mem_free(idx, bytes, alloc);
    if (macro) *macro = sum / (double)k;
    if (weighted) *weighted = wtotal > 0.0 ? wsum / wtotal : nni_nan();
    return NN_OK;
}
NN_DEF nn_status nn_roc_auc(double *auc, const int64_t *pos, const double *score, size_t n,
                            const nn_alloc *alloc, nn_error *err)
{
    const size_t room = n ? n : 1;
    size_t bytes, *idx;
    nn_status s;
    if ((s = nni_auc_check("nn_roc_auc", score, n, 1, err)) != NN_OK) return s;
    if (!nn_size_mul(room, 2 * sizeof *idx + sizeof(double), &bytes) ||
        (idx = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_roc_auc: out of memory for %zu rows", n);
    *auc = nni_auc(pos, 0, 1, score, 1, n, idx, idx + room, (double *)(void *)(idx + 2 * room));
    nn_mem_free(idx, bytes, alloc);
    return NN_OK;
}

NN_DEF double nn_log_loss(const int64_t *y, const double *p, size_t n, size_t k)
{
    const double eps = 2.220446049250313e-16;
    nni_acc s = NN_ZERO;
    size_t i;
    for (i = 0; i < n; i++) {
        double v = k > 1 ? (y[i] >= 0 && (uint64_t)y[i] < k ? p[i * k + (size_t)y[i]] : 0.0) :
                   y[i]  ? p[i] :
                           1.0 - p[i];
        if (v < eps) v = eps;
        if (v > 1.0 - eps) v = 1.0 - eps;
        nni_acc_add(&s, -nn_log(v));
    }
    return n ? nni_acc_get(&s) / (double)n : nni_nan();
}
NN_DEF double nn_brier(const int64_t *y, const double *p, size_t n, size_t k)
{
    nni_acc s = NN_ZERO;
    size_t i, c;
    for (i = 0; i < n; i++) {
        double row = 0.0, d;
        if (k <= 1) { d = p[i] - (y[i] ? 1.0 : 0.0); row = d * d; }
        else for (c = 0; c < k; c++) { d = p[i * k + c] - (y[i] == (int64_t)c ? 1.0 : 0.0); row += d * d; }
        nni_acc_add(&s, row);
    }
    return n ? nni_acc_get(&s) / (double)n : nni_nan();
}
NN_DEF double nn_ece(double *conf, double *acc, size_t *count, const int64_t *y, const double *p,
                     size_t n, size_t k, size_t bins)
{
    double ece = 0.0;
    size_t b, i, c;
    if (bins == 0) bins = 15;
    /* bins pass over the rows, so that no memory is needed: bins is small */
    for (b = 0; b < bins; b++) {
        const double lo = (double)b / (double)bins, hi = (double)(b + 1) / (double)bins;
        nni_acc sum = NN_ZERO;
        size_t in = 0, hit = 0;
        double mean;
        for (i = 0; i < n; i++) {
            double top;
            size_t best = 0;
            if (k <= 1) { top = p[i] > 0.5 ? p[i] : 1.0 - p[i]; best = p[i] > 0.5;
            } else {
                for (c = 1; c < k; c++)
                    if (p[i * k + c] > p[i * k + best]) best = c;
                top = p[i * k + best];
            }
            if (!((top > lo || b == 0) && (top <= hi || b + 1 == bins))) continue;
            in++;
            hit += y[i] == (int64_t)best;
            nni_acc_add(&sum, top);
        }
        mean = in ? nni_acc_get(&sum) / (double)in : nni_nan();
        if (conf) conf[b] = mean;
        if (acc) acc[b] = in ? (double)hit / (double)in : nni_nan();
        if (count) count[b] = in;
        if (in) ece += (double)in / (double)n * fabs((double)hit / (double)in - mean);
    }
    return n ? ece : nni_nan();
}

NNI_FN double nni_mean(const double *x, size_t n)
{
    nni_acc s = NN_ZERO;
    size_t i;
    for (i = 0; i < n; i++) nni_acc_add(&s, x[i]);
    return nni_acc_get(&s) / (double)n;
}
NN_DEF double nn_pearson(const double *x, const double *y, size_t n)
{
    nni_acc sxx = NN_ZERO, syy = NN_ZERO, sxy = NN_ZERO;
    double mx, my, xx, yy, r, tx, ty;
    size_t i;
    if (n < 2) return nni_nan();
    for (i = 1; i < n && x[i] == x[0]; i++) {}
    if (i == n) return nni_nan();
    for (i = 1; i < n && y[i] == y[0]; i++) {}
    if (i == n) return nni_nan();
    mx = nni_mean(x, n);
    my = nni_mean(y, n);
    for (i = 0; i < n; i++) {
        double a = x[i] - mx, b = y[i] - my;
        nni_acc_add(&sxx, a * a);
        nni_acc_add(&syy, b * b);
        nni_acc_add(&sxy, a * b);
    }
    xx = nni_acc_get(&sxx);
    yy = nni_acc_get(&syy);
    tx = nni_sqrt(xx);
    ty = nni_sqrt(yy);
    if (!(tx > 0.0 && ty > 0.0)) return nni_nan();
    r = nni_acc_get(&sxy) / tx / ty;
    return r > 1.0 ? 1.0 : r < -1.0 ? -1.0 : r;
}
NN_DEF nn_status nn_spearman(double *rho, const double *x, const double *y, size_t n,
                             const nn_alloc *alloc, nn_error *err)
{
    const size_t room = n ? n : 1;
    size_t bytes, i, j, t, side, *idx, *tmp;
    double *rank;
    if (!nn_size_mul(room, 2 * sizeof *idx + 2 * sizeof(double), &bytes) ||
        (idx = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_spearman: out of memory for %zu rows", n);
    tmp = idx + room;
    rank = (double *)(void *)(tmp + room);
    for (side = 0; side < 2; side++) {
        const double *v = side ? y : x;
        double *r = rank + side * room;
        nni_sort_index(idx, tmp, v, n, 0);
        for (i = 0; i < n; i = j) {
            for (j = i + 1; j < n && v[idx[j]] == v[idx[i]]; j++) {}
            for (t = i; t < j; t++) r[idx[t]] = 0.5 * ((double)i + (double)(j - 1)) + 1.0;
        }
    }
    *rho = nn_pearson(rank, rank + room, n);
    nn_mem_free(idx, bytes, alloc);
    return NN_OK;
}
NN_DEF void nn_regression_metrics_make(nn_regression_metrics *m, const double *y,
                                       const double *pred, size_t n)
{
    nni_acc se = NN_ZERO, ae = NN_ZERO, be = NN_ZERO, st = NN_ZERO;
    double mean, res, tot;
    size_t i;
    m->n = n;
    m->r2 = m->mae = m->rmse = m->mse = m->pearson = m->bias = nni_nan();
    if (n == 0) return;
    mean = nni_mean(y, n);
    for (i = 0; i < n; i++) {
        double d = pred[i] - y[i], t = y[i] - mean;
        nni_acc_add(&se, d * d);
        nni_acc_add(&ae, fabs(d));
        nni_acc_add(&be, d);
        nni_acc_add(&st, t * t);
    }
    res = nni_acc_get(&se);
    tot = nni_acc_get(&st);
    m->mse = res / (double)n;
    m->rmse = nni_sqrt(m->mse);
    m->mae = nni_acc_get(&ae) / (double)n;
    m->bias = nni_acc_get(&be) / (double)n;
    m->r2 = tot > 0.0 ? 1.0 - res / tot : res > 0.0 ? 0.0 : 1.0;
    if (n < 2) m->r2 = nni_nan();
    m->pearson = nn_pearson(pred, y, n);
}

NN_DEF nn_interval nn_mean_interval(const double *x, size_t n, double level)
{
    nn_interval r;
    nni_acc s = NN_ZERO, q = NN_ZERO;
    double half;
    size_t i;
    r.n = 0;
    r.mean = r.sd = r.lo = r.hi = nni_nan();
    for (i = 0; i < n; i++) if (x[i] == x[i]) { nni_acc_add(&s, x[i]); r.n++; }
    if (r.n == 0) return r;
    r.mean = nni_acc_get(&s) / (double)r.n;
    if (r.n < 2) return r;
    for (i = 0; i < n; i++) if (x[i] == x[i]) nni_acc_add(&q, (x[i] - r.mean) * (x[i] - r.mean));
    r.sd = nni_sqrt(nni_acc_get(&q) / (double)(r.n - 1));
    half = nn_student_t(level > 0.0 ? level : 0.95, (double)(r.n - 1)) * r.sd / nni_sqrt((double)r.n);
    r.lo = r.mean - half;
    r.hi = r.mean + half;
    return r;
}
NN_DEF double nn_quantile_sorted(const double *x, size_t n, double q)
{
    double at, frac, d;
    size_t i;
    if (n == 0 || !(q >= 0.0 && q <= 1.0)) return nni_nan();
    at = q * (double)(n - 1);
    i = (size_t)at;
    if (i + 1 >= n) return x[n - 1];
    frac = at - (double)i;
    d = x[i + 1] - x[i];
    return frac >= 0.5 ? x[i + 1] - d * (1.0 - frac) : x[i] + d * frac;      /* NumPy's lerp */
}
NN_DEF nn_status nn_bootstrap(nn_interval *out, nn_statistic stat, void *user, size_t n,
                              const nn_bootstrap_desc *d, nn_error *err)
{
    nn_bootstrap_desc z = NN_ZERO;
    size_t reps, good = 0, i, value_bytes, row_bytes, sort_bytes;
    double *value, level, *sorted;
    size_t *rows, *idx;
    int threads;
    nn_interval r;
    if (d) z = *d;
    reps = z.reps ? z.reps : 1000;
    level = z.level > 0.0 ? z.level : 0.95;
    if (n < 1) return nn_error_set(err, NN_E_ARG, "nn_bootstrap: expected at least one row, got 0");
    threads = nn_thread_count(z.threads);
    if ((size_t)threads > reps) threads = (int)reps;
    if (!nn_size_mul(reps, 2 * sizeof(double), &value_bytes) ||
        !nn_size_mul(n, (size_t)threads * sizeof(size_t), &row_bytes) ||
        !nn_size_mul(reps, 2 * sizeof(size_t), &sort_bytes))
        return nn_error_set(err, NN_E_NOMEM, "nn_bootstrap: size overflows");
    value = (double *)nn_mem_alloc(value_bytes, &z.alloc);
    rows = (size_t *)nn_mem_alloc(row_bytes, &z.alloc);
    idx = (size_t *)nn_mem_alloc(sort_bytes, &z.alloc);
    if (!value || !rows || !idx) {
        nn_mem_free(value, value_bytes, &z.alloc);
        nn_mem_free(rows, row_bytes, &z.alloc);
        nn_mem_free(idx, sort_bytes, &z.alloc);
        return nn_error_set(err, NN_E_NOMEM,
                        "nn_bootstrap: out of memory for %zu replicates of %zu rows", reps, n);
    }
    {
        long long k;
        NN_OMP(parallel for schedule(static) num_threads(threads) if (threads > 1))
        for (k = 0; k < (long long)reps; k++) {
#ifdef _OPENMP
            size_t *mine = rows + (size_t)omp_get_thread_num() * n;
#else
            size_t *mine = rows;
#endif
            nn_rng g = nn_rng_make(z.seed, NN_STREAM_BOOTSTRAP, (uint64_t)k);
            size_t j;
            for (j = 0; j < n; j++) mine[j] = (size_t)nn_rng_below(&g, n);
            value[k] = stat(mine, n, user);
        }
    }
    sorted = value + reps;
    for (i = 0; i < reps; i++) if (value[i] == value[i]) value[good++] = value[i];
    r = nn_mean_interval(value, good, level);
    if (good) {
        nni_sort_index(idx, idx + reps, value, good, 0);
        for (i = 0; i < good; i++) sorted[i] = value[idx[i]];
        r.lo = nn_quantile_sorted(sorted, good, 0.5 * (1.0 - level));
        r.hi = nn_quantile_sorted(sorted, good, 1.0 - 0.5 * (1.0 - level));
    }
    nn_mem_free(value, value_bytes, &z.alloc);
    nn_mem_free(rows, row_bytes, &z.alloc);
    nn_mem_free(idx, sort_bytes, &z.alloc);
    *out = r;
    return NN_OK;
}

/* F = (X / a) / (Y / b), so a F / (a F + b) is Beta(a/2, b/2) */
NN_DEF double nn_f_tail(double f, double a, double b)
{
    if (!(a > 0.0) || !(b > 0.0) || f != f) return nni_nan();
    return f > 0.0 ? nni_betainc(0.5 * b, 0.5 * a, b / (b + a * f)) : 1.0;
}
NN_DEF nn_status nn_f_classif(double *f, double *p, const nn_tensor *x, const int64_t *y,
                              size_t n_classes, const nn_alloc *alloc, nn_error *err)
{
    const char *const who = "nn_f_classif";
    double *mean, *count;
    size_t i, j, c, n, d, bytes = 0, classes = 0;
    if (x->ndim != 2 || (x->dtype != NN_F32 && x->dtype != NN_F64) || n_classes == 0)
        return nn_error_set(err, NN_E_ARG, "%s: expected rows and columns of floats, and classes", who);
    n = x->shape[0];
    d = x->shape[1];
    if (!nn_size_mul(n_classes, 2 * sizeof(double), &bytes) ||
        !(mean = (double *)nn_mem_alloc(bytes, alloc)))
        return nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu classes", who, n_classes);
    count = mean + n_classes;
    for (c = 0; c < n_classes; c++) count[c] = 0.0;
    for (i = 0; i < n; i++) {
        if (y[i] < 0 || (uint64_t)y[i] >= n_classes) {
            nn_mem_free(mean, bytes, alloc);
            return nn_error_set(err, NN_E_ARG, "%s: row %zu: label %lld is none of the %zu classes", who,
                                i, (long long)y[i], n_classes);
        }
        count[y[i]] += 1.0;
    }
    for (c = 0; c < n_classes; c++) classes += count[c] > 0.0;
    if (classes < 2 || n <= classes) {
        nn_mem_free(mean, bytes, alloc);
        return nn_error_set(err, NN_E_ARG, "%s: expected two classes and more rows than classes, got "
                            "%zu rows of %zu", who, n, classes);
    }
    for (j = 0; j < d; j++) {
        const double a = (double)(classes - 1), b = (double)(n - classes);
        double total = 0.0, between = 0.0, within = 0.0;
        for (c = 0; c < n_classes; c++) mean[c] = 0.0;
        for (i = 0; i < n; i++) {
            const double v = nn_tensor_get_f64(x, i * d + j);
            mean[y[i]] += v;
            total += v;
        }
        if (!(total - total == 0.0)) {
            nn_mem_free(mean, bytes, alloc);
            return nn_error_set(err, NN_E_NONFINITE, "%s: column %zu holds NaN or Inf", who, j);
        }
        total /= (double)n;
        for (c = 0; c < n_classes; c++) {
            if (!(count[c] > 0.0)) continue;
            mean[c] /= count[c];
            between += count[c] * (mean[c] - total) * (mean[c] - total);
        }
        for (i = 0; i < n; i++) {
            const double v = nn_tensor_get_f64(x, i * d + j) - mean[y[i]];
            within += v * v;
        }
        if (within > 0.0) f[j] = between / a / (within / b);
        else f[j] = between > 0.0 ? INFINITY : 0.0;
        if (p) p[j] = within > 0.0 ? nn_f_tail(f[j], a, b) : between > 0.0 ? 0.0 : 1.0;
    }
    nn_mem_free(mean, bytes, alloc);
    return NN_OK;
}

/* ---- intervals ---------------------------------------------------------- */
/* the z of a two-sided level: Student's t at so many degrees that it is the normal's */
NNI_FN double nni_level(double level) { return level > 0.0 && level < 1.0 ? level : 0.95; }
NN_DEF nn_interval nn_wilson(double hits, double n, double level)
{
    nn_interval r;
    const double z = nn_student_t(nni_level(level), 1e9);
    double p, mid, half;
    r.n = n > 0.0 ? (size_t)n : 0;
    r.mean = r.sd = r.lo = r.hi = nni_nan();
    if (!(n > 0.0) || !(hits >= 0.0 && hits <= n)) return r;
    r.mean = p = hits / n;
    r.sd = nni_sqrt(p * (1.0 - p));
    mid = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    half = z * nni_sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)) / (1.0 + z * z / n);
    r.lo = hits > 0.0 ? mid - half : 0.0;
    r.hi = hits < n ? mid + half : 1.0;
    return r;
}
NN_DEF nn_interval nn_corrected_t(const double *score, size_t k, double ratio, double level)
{
    nn_interval r = nn_mean_interval(score, k, nni_level(level));
    double half;
    if (r.n < 2) return r;
    half = nn_student_t(nni_level(level), (double)(r.n - 1)) * r.sd *
           nni_sqrt(1.0 / (double)r.n + ratio);
    r.lo = r.mean - half;
    r.hi = r.mean + half;
    return r;
}
typedef struct nni_group_row { int64_t group; size_t row; } nni_group_row;
static int nni_group_order(const void *x, const void *y)
{
    const nni_group_row *a = (const nni_group_row *)x, *b = (const nni_group_row *)y;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}
/* Sums of v over the rows of each group into sum [n]; returns how many groups there are. A sorted
 * index brings rows of one group together wherever they stand. */
NNI_FN nn_status nni_group_sums(double *sum, size_t *n_groups, const double *v,
                                const int64_t *group, size_t n, const nn_alloc *alloc,
                                nn_error *err)
{
    nni_group_row *row;
    size_t i, g = 0, bytes;
    if (!group) {
        for (i = 0; i < n; i++) sum[i] = v[i];
        *n_groups = n;
        return NN_OK;
    }
    if (!nn_size_mul(n ? n : 1, sizeof *row, &bytes) ||
        (row = (nni_group_row *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "intervals: out of memory for %zu rows", n);
    for (i = 0; i < n; i++) { row[i].group = group[i]; row[i].row = i; }
    qsort(row, n, sizeof *row, nni_group_order);
    for (i = 0; i < n; i++) {
        if (i && row[i].group != row[i - 1].group) g++;
        if (!i || row[i].group != row[i - 1].group) sum[g] = 0.0;
        sum[g] += v[row[i].row];
    }
    *n_groups = n ? g + 1 : 0;
    nn_mem_free(row, bytes, alloc);
    return NN_OK;
}
typedef struct nni_paired { const double *sum, *count; } nni_paired;
NNI_FN double nni_paired_mean(const size_t *rows, size_t n, void *user)
{
    const nni_paired *p = (const nni_paired *)user;
    double total = 0.0, count = 0.0;
    size_t i;
    for (i = 0; i < n; i++) { total += p->sum[rows[i]]; count += p->count[rows[i]]; }
    return total / count;
}
NN_DEF nn_status nn_bootstrap_paired(nn_interval *out, const double *a, const double *b, size_t n,
                                     const int64_t *group, const nn_bootstrap_desc *d,
                                     nn_error *err)
{
    const nn_alloc none = NN_ZERO, *alloc = d ? &d->alloc : &none;
    double *block, mean = 0.0;
    size_t i, groups, bytes;
    nni_paired p;
    nn_status s;
    if (n == 0) return nn_error_set(err, NN_E_ARG, "nn_bootstrap_paired: expected rows, got none");
    if (!nn_size_mul(n, 3 * sizeof *block, &bytes) ||
        (block = (double *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_bootstrap_paired: out of memory for %zu rows", n);
    p.sum = block;
    p.count = block + n;
    for (i = 0, s = NN_OK; s == NN_OK && i < n; i++) {
        block[2 * n + i] = a[i] - b[i];
        mean += block[2 * n + i] / (double)n;
        if (!(block[2 * n + i] - block[2 * n + i] == 0.0))
            s = nn_error_set(err, NN_E_ARG, "nn_bootstrap_paired: row %zu is not finite", i);
    }
    if (s == NN_OK) s = nni_group_sums(block, &groups, block + 2 * n, group, n, alloc, err);
    for (i = 0; i < n; i++) block[2 * n + i] = 1.0;
    if (s == NN_OK) s = nni_group_sums(block + n, &groups, block + 2 * n, group, n, alloc, err);
    if (s == NN_OK) s = nn_bootstrap(out, nni_paired_mean, &p, groups, d, err);
    if (s == NN_OK) out->mean = mean;
    nn_mem_free(block, bytes, alloc);
    return s;
}

NNI_FN void nni_score_undefined(double *value, double *influence, size_t n)
{
    size_t i;
    *value = nni_nan();
    for (i = 0; i < n; i++) influence[i] = nni_nan();
}
/* accuracy or mean recall: weight of a row of class c is 1, or n / (classes seen * rows of c) */
NNI_FN nn_status nni_score_shares(double *value, double *h, const nn_score_desc *d,
                                  const double *out, nn_error *err)
{
    const size_t n = d->n, k = d->n_classes;
    double *count, *recall, total = 0.0;
    size_t i, c, seen = 0, bytes;
    if (!nn_size_mul(k, 2 * sizeof *count, &bytes) ||
        (count = (double *)nn_mem_alloc(bytes, &d->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_score_make: out of memory for %zu classes", k);
    recall = count + k;
    for (c = 0; c < 2 * k; c++) count[c] = 0.0;
    for (i = 0; i < n; i++) {
        int64_t pred;
        nn_argmax_rows(&pred, out + i * k, 1, k);
        h[i] = pred == d->label[i] ? 1.0 : 0.0;
        count[d->label[i]] += 1.0;
        recall[d->label[i]] += h[i];
        total += h[i];
    }
    for (c = 0; c < k; c++) if (count[c] > 0.0) { recall[c] /= count[c]; seen++; }
    if (d->kind == NN_SCORE_ACCURACY) {
        *value = total / (double)n;
        for (i = 0; i < n; i++) h[i] -= *value;
    } else {
        for (c = 0, *value = 0.0; c < k; c++) *value += recall[c] / (double)seen;
        for (i = 0; i < n; i++)
            h[i] = (h[i] - recall[d->label[i]]) * (double)n / ((double)seen * count[d->label[i]]);
        if (seen < 2) nni_score_undefined(value, h, n);
    }
    nn_mem_free(count, bytes, &d->alloc);
    return NN_OK;
}
typedef struct nni_auc_row { int64_t fold; double score; size_t row; } nni_auc_row;
NNI_FN int nni_auc_order(const void *x, const void *y)
{
    const nni_auc_row *a = (const nni_auc_row *)x, *b = (const nni_auc_row *)y;
    if (a->fold != b->fold) return a->fold < b->fold ? -1 : 1;
    return (a->score > b->score) - (a->score < b->score);
}
/* Class c against the rest over the pairs of one fold: above [n] = pairs that the row's positive
 * wins (ties half), met [n] = pairs it is in; work [n]. Adds the class's influence to h and returns
 * its AUC. By one sort: of a positive, the negatives below it and half of those that tie; of a
 * negative, the positives above it and half of those that tie. These are halves of whole numbers,
 * so that no order of adding them up can be seen. */
NNI_FN double nni_score_auc_class(double *h, double *above, double *met, nni_auc_row *work,
                                  const nn_score_desc *d, const double *out, size_t c)
{
    const size_t n = d->n, k = d->n_classes;
    double wins = 0.0, pairs = 0.0;
    size_t i, j, a, b;
    for (i = 0; i < n; i++) {
        work[i].fold = d->fold ? d->fold[i] : 0;
        work[i].score = out[i * k + c];
        work[i].row = i;
    }
    qsort(work, n, sizeof *work, nni_auc_order);
    for (a = 0; a < n; a = b) {                      /* a fold is rows a to b */
        double pos = 0.0, neg = 0.0, pos_below = 0.0, neg_below = 0.0;
        for (b = a; b < n && work[b].fold == work[a].fold; b++)
            if ((size_t)d->label[work[b].row] == c) pos += 1.0;
            else neg += 1.0;
        for (i = a; i < b; i = j) {                  /* equal scores are rows i to j */
            double pos_here = 0.0, neg_here = 0.0;
            size_t q;
            for (j = i; j < b && !(work[j].score > work[i].score); j++)
                if ((size_t)d->label[work[j].row] == c) pos_here += 1.0;
                else neg_here += 1.0;
            for (q = i; q < j; q++) {
                const size_t row = work[q].row;
                const int positive = (size_t)d->label[row] == c;
                above[row] = positive ? neg_below + 0.5 * neg_here :
                                        pos - pos_below - pos_here + 0.5 * pos_here;
                met[row] = positive ? neg : pos;
                if (positive) wins += above[row];
            }
            pos_below += pos_here;
            neg_below += neg_here;
        }
        pairs += pos * neg;
    }
    if (!(pairs > 0.0)) return nni_nan();
    for (i = 0; i < n; i++) h[i] += (double)n * (above[i] - wins / pairs * met[i]) / pairs;
    return wins / pairs;
}
NNI_FN nn_status nni_score_auc(double *value, double *h, const nn_score_desc *d, const double *out,
                               nn_error *err)
{
    const size_t n = d->n, k = d->n_classes;
    const size_t first = k == 2 ? 1 : 0;                  /* two classes: class 1 says it all */
    double *above;
    nni_auc_row *work;
    size_t c, i, bytes, work_bytes;
    if (!nn_size_mul(n, 2 * sizeof *above, &bytes) ||
        !nn_size_mul(n, sizeof *work, &work_bytes) ||
        (above = (double *)nn_mem_alloc(bytes, &d->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_score_make: out of memory for %zu rows", n);
    work = (nni_auc_row *)nn_mem_alloc(work_bytes, &d->alloc);
    if (!work) {
        nn_mem_free(above, bytes, &d->alloc);
        return nn_error_set(err, NN_E_NOMEM, "nn_score_make: out of memory for %zu rows", n);
    }
    *value = 0.0;
    for (i = 0; i < n; i++) h[i] = 0.0;
    for (c = first; c < k; c++)
        *value += nni_score_auc_class(h, above, above + n, work, d, out, c) / (double)(k - first);
    for (i = 0; i < n; i++) h[i] /= (double)(k - first);
    if (*value != *value) nni_score_undefined(value, h, n);
    nn_mem_free(work, work_bytes, &d->alloc);
    nn_mem_free(above, bytes, &d->alloc);
    return NN_OK;
}
NNI_FN void nni_score_r2(double *value, double *h, const nn_score_desc *d, const double *out)
{
    const size_t n = d->n;
    const double mean = nni_mean(d->target, n);
    double res = 0.0, tot = 0.0;
    size_t i;
    for (i = 0; i < n; i++) {
        res += (d->target[i] - out[i]) * (d->target[i] - out[i]);
        tot += (d->target[i] - mean) * (d->target[i] - mean);
    }
    for (i = 1; i < n && d->target[i] == d->target[0]; i++) continue;
    if (i >= n || !(tot > 0.0)) { nni_score_undefined(value, h, n); return; }
    *value = 1.0 - res / tot;
    for (i = 0; i < n; i++) {
        const double e = d->target[i] - out[i], t = d->target[i] - mean;
        h[i] = -(e * e - res / tot * t * t) * (double)n / tot;
    }
}
NN_DEF nn_status nn_score_make(double *value, double *influence, const nn_score_desc *d,
                               const double *out, nn_error *err)
{
    const size_t k = d->kind == NN_SCORE_R2 ? 1 : d->n_classes;
    size_t i;
    if (d->n == 0) { *value = nni_nan(); return NN_OK; }
    for (i = 0; i < d->n * k; i++)
        if (out[i] != out[i])
            return nn_error_set(err, NN_E_ARG, "nn_score_make: row %zu: the output is NaN", i / k);
    if (d->kind == NN_SCORE_R2) { nni_score_r2(value, influence, d, out); return NN_OK; }
    for (i = 0; i < d->n; i++)
        if (d->label[i] < 0 || (uint64_t)d->label[i] >= k)
            return nn_error_set(err, NN_E_ARG, "nn_score_make: row %zu: label %lld is not below %zu",
                                i, (long long)d->label[i], k);
    if (d->kind == NN_SCORE_AUC) return nni_score_auc(value, influence, d, out, err);
    return nni_score_shares(value, influence, d, out, err);
}
/* How many groups the rarest class has: as many draws tell of its recall. */
NNI_FN nn_status nni_rarest_class(size_t *least, const nn_score_desc *d, double *scratch,
                                  nn_error *err)
{
    nn_status s = NN_OK;
    size_t c, i, g, in;
    for (c = 0, *least = SIZE_MAX; s == NN_OK && c < d->n_classes; c++) {
        double *flag = scratch, *sum = scratch + d->n;
        for (i = 0; i < d->n; i++) flag[i] = (size_t)d->label[i] == c ? 1.0 : 0.0;
        s = nni_group_sums(sum, &g, flag, d->group, d->n, &d->alloc, err);
        for (i = in = 0; s == NN_OK && i < g; i++) in += sum[i] > 0.0;
        if (in && in < *least) *least = in;
    }
    return s;
}
NN_DEF nn_status nn_score_interval(nn_interval *out, double value, const double *influence,
                                   const nn_score_desc *d, nn_error *err)
{
    const double level = nni_level(d->level), twice = d->fold ? 2.0 : 1.0;
    const int of_class = d->kind == NN_SCORE_BALANCED || d->kind == NN_SCORE_AUC;
    double *sum, se2 = 0.0, half, slope;
    size_t i, groups = 0, least = 0, bytes;
    nn_status s;
    out->n = 0;
    out->mean = value;
    out->sd = out->lo = out->hi = nni_nan();
    if (d->n == 0 || value != value) return NN_OK;
    if (!nn_size_mul(d->n, 2 * sizeof *sum, &bytes) ||
        (sum = (double *)nn_mem_alloc(bytes, &d->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_score_interval: out of memory for %zu rows", d->n);
    s = of_class ? nni_rarest_class(&least, d, sum, err) : NN_OK;
    if (s == NN_OK) s = nni_group_sums(sum, &groups, influence, d->group, d->n, &d->alloc, err);
    for (i = 0; s == NN_OK && i < groups; i++) {
        const double h = sum[i] / (double)d->n;
        se2 += h * h;
    }
    nn_mem_free(sum, bytes, &d->alloc);
    if (s != NN_OK) return s;
    out->n = groups;
    if (!of_class) least = groups;
    if (groups < 2 || least < 2) return NN_OK;
    se2 *= twice * (double)groups / (double)(groups - 1);
    out->sd = nni_sqrt(se2);
    if (d->kind != NN_SCORE_R2 &&
        (!(se2 > 0.0) || (d->kind == NN_SCORE_ACCURACY && !d->fold && !d->group))) {
        nn_interval w = nn_wilson(value * (double)least, (double)least, level);
        out->lo = w.lo;
        out->hi = w.hi;
        return NN_OK;
    }
    half = nn_student_t(level, (double)(least - 1)) * out->sd;
    if (d->kind == NN_SCORE_R2) {
        slope = 1.0 - value;                              /* of log(1 - v) */
        out->lo = slope > 0.0 ? 1.0 - slope * nn_exp(half / slope) : value;
        out->hi = slope > 0.0 ? 1.0 - slope * nn_exp(-half / slope) : value;
        return NN_OK;
    }
    slope = value * (1.0 - value);                        /* of log(v / (1 - v)) */
    if (!(slope > 0.0)) { out->lo = value; out->hi = value; return NN_OK; }
    out->lo = nn_sigmoid(nn_log(value / (1.0 - value)) - half / slope);
    out->hi = nn_sigmoid(nn_log(value / (1.0 - value)) + half / slope);
    return NN_OK;
}
NN_DEF nn_status nn_score_difference(nn_interval *out, const nn_score_pair *pair,
                                     const nn_score_desc *d, nn_error *err)
{
    const double level = nni_level(d->level), twice = d->fold ? 2.0 : 1.0;
    double *sum, half, se2 = 0.0;
    size_t i, groups = 0, bytes;
    nn_status s;
    out->n = 0;
    out->mean = pair->value_a - pair->value_b;
    out->sd = out->lo = out->hi = nni_nan();
    if (d->n == 0 || out->mean != out->mean) return NN_OK;
    if (!nn_size_mul(d->n, 2 * sizeof *sum, &bytes) ||
        (sum = (double *)nn_mem_alloc(bytes, &d->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_score_difference: out of memory for %zu rows",
                            d->n);
    for (i = 0; i < d->n; i++) sum[d->n + i] = pair->influence_a[i] - pair->influence_b[i];
    s = nni_group_sums(sum, &groups, sum + d->n, d->group, d->n, &d->alloc, err);
    for (i = 0; s == NN_OK && i < groups; i++) {
        const double h = sum[i] / (double)d->n;
        se2 += h * h;
    }
    nn_mem_free(sum, bytes, &d->alloc);
    if (s != NN_OK) return s;
    out->n = groups;
    if (groups < 2) return NN_OK;
    out->sd = nni_sqrt(se2 * twice * (double)groups / (double)(groups - 1));
    half = nn_student_t(level, (double)(groups - 1)) * out->sd;
    out->lo = out->mean - half;
    out->hi = out->mean + half;
    return NN_OK;
}
NN_DEF nn_status nn_average_precision(double *ap, const int64_t *pos, const double *score, size_t n,
                                      const nn_alloc *alloc, nn_error *err)
{
    size_t *idx, i, j, bytes;
    double hits = 0.0, total = 0.0, sum = 0.0;
    for (i = 0; i < n; i++) {
        total += pos[i] != 0;
        if (score[i] != score[i])
            return nn_error_set(err, NN_E_ARG, "nn_average_precision: row %zu: the score is NaN", i);
    }
    *ap = nni_nan();
    if (!(total > 0.0)) return NN_OK;
    if (!nn_size_mul(n, 2 * sizeof *idx, &bytes) ||
        (idx = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_average_precision: out of memory for %zu rows", n);
    nni_sort_index(idx, idx + n, score, n, 0);
    for (i = n; i > 0; i = j) {                           /* from the largest score down */
        double step = 0.0;
        for (j = i; j > 0 && score[idx[j - 1]] == score[idx[i - 1]]; j--)
            step += pos[idx[j - 1]] != 0;
        hits += step;
        sum += step / total * hits / (double)(n - j);
    }
    nn_mem_free(idx, bytes, alloc);
    *ap = sum;
    return NN_OK;
}

/* ---- [FAIRNESS] --------------------------------------------------------- */
NNI_FN double nni_share(size_t a, size_t b) { return b ? (double)a / (double)b : nni_nan(); }
NNI_FN void nni_group_finish(nn_group_stats *g)
{
    g->n = g->tp + g->fp + g->tn + g->fn;
    g->positives = g->tp + g->fn;
    g->selected = g->tp + g->fp;
    g->base_rate = nni_share(g->positives, g->n);
    g->selection_rate = nni_share(g->selected, g->n);
    g->accuracy = nni_share(g->tp + g->tn, g->n);
    g->tpr = nni_share(g->tp, g->positives);
    g->fpr = nni_share(g->fp, g->n - g->positives);
    g->precision = nni_share(g->tp, g->selected);
}
/* max and min over groups; NaN when any group's rate is undefined */
NNI_FN void nni_spread(double *max, double *min, const nn_fairness *f, size_t offset)
{
    size_t g;
    *max = *min = nni_nan();
    for (g = 0; g < f->n_groups; g++) {
        double v;
        memcpy(&v, (const unsigned char *)&f->group[g] + offset, sizeof v);
        if (v != v) { *max = *min = v; return; }
        if (g == 0 || v > *max) *max = v;
        if (g == 0 || v < *min) *min = v;
    }
}
NN_DEF nn_status nn_fairness_make(nn_fairness *f, const int64_t *y, const int64_t *pred,
                                  const int64_t *z, const size_t *rows, size_t n, size_t n_groups,
                                  nn_error *err)
{
    nn_fairness r = NN_ZERO;
    size_t i, g;
    double hi, lo, thi, tlo, fhi, flo;
    if (n_groups == 0) n_groups = 2;
    if (n_groups > NN_MAX_GROUPS)
        return nn_error_set(err, NN_E_LIMIT, "nn_fairness_make: expected at most %d groups, got %zu",
                        NN_MAX_GROUPS, n_groups);
    if (n_groups < 2)
        return nn_error_set(err, NN_E_ARG, "nn_fairness_make: expected at least 2 groups, got %zu",
                        n_groups);
    for (i = 0; i < n; i++) {
        size_t k = rows ? rows[i] : i;
        nn_group_stats *s;
        if ((y[k] & ~(int64_t)1) || (pred[k] & ~(int64_t)1))
            return nn_error_set(err, NN_E_ARG,
                            "nn_fairness_make: row %zu: expected label and prediction 0 or 1, got "
                            "%lld and %lld",
                            k, (long long)y[k], (long long)pred[k]);
        if (z[k] < 0 || (uint64_t)z[k] >= n_groups)
            return nn_error_set(err, NN_E_ARG,
                            "nn_fairness_make: row %zu: expected a group of 0 to %zu, got %lld", k,
                            n_groups - 1, (long long)z[k]);
        s = &r.group[z[k]];
        if (pred[k]) { if (y[k]) s->tp++; else s->fp++; }
        else         { if (y[k]) s->fn++; else s->tn++; }
    }
    r.n = n;
    r.n_groups = n_groups;
    for (g = 0; g < n_groups; g++) {
        nn_group_stats *s = &r.group[g];
        nni_group_finish(s);
        r.all.tp += s->tp;
        r.all.fp += s->fp;
        r.all.tn += s->tn;
        r.all.fn += s->fn;
        if (s->n == 0) r.undefined |= NN_FAIR_EMPTY_GROUP;
        else {
            if (s->positives == 0) r.undefined |= NN_FAIR_NO_POSITIVES;
            if (s->positives == s->n) r.undefined |= NN_FAIR_NO_NEGATIVES;
        }
    }
    nni_group_finish(&r.all);
    r.accuracy = r.all.accuracy;
    r.balanced_accuracy = 0.5 * (r.all.tpr + (1.0 - r.all.fpr));
    nni_spread(&hi, &lo, &r, offsetof(nn_group_stats, selection_rate));
    r.dp_difference = hi - lo;
    r.dp_ratio = hi > 0.0 ? lo / hi : nni_nan();
    if (hi == 0.0) r.undefined |= NN_FAIR_ZERO_RATE;
    nni_spread(&thi, &tlo, &r, offsetof(nn_group_stats, tpr));
    nni_spread(&fhi, &flo, &r, offsetof(nn_group_stats, fpr));
    r.eopp_difference = thi - tlo;
    r.eodds_mean = 0.5 * ((thi - tlo) + (fhi - flo));
    r.eodds_max = r.eodds_mean != r.eodds_mean ? r.eodds_mean :
                  thi - tlo > fhi - flo        ? thi - tlo :
                                                 fhi - flo;
    nni_spread(&hi, &lo, &r, offsetof(nn_group_stats, accuracy));
    r.accuracy_gap = hi - lo;
    r.dp_signed = r.disparate_impact = r.eopp_signed = nni_nan();
    r.fpr_signed = r.aod_signed = r.aaod = nni_nan();
    if (n_groups == 2) {
        const nn_group_stats *a = &r.group[0], *b = &r.group[1];
        r.dp_signed = b->selection_rate - a->selection_rate;
        r.disparate_impact = a->selection_rate > 0.0 ? b->selection_rate / a->selection_rate : nni_nan();
        if (a->selection_rate == 0.0) r.undefined |= NN_FAIR_ZERO_RATE;
        r.eopp_signed = b->tpr - a->tpr;
        r.fpr_signed = b->fpr - a->fpr;
        r.aod_signed = 0.5 * (r.fpr_signed + r.eopp_signed);
        r.aaod = 0.5 * (fabs(r.fpr_signed) + fabs(r.eopp_signed));
    }
    *f = r;
    return NN_OK;
}
NN_DEF double nn_fairness_field(const nn_fairness *f, const char *name, int *known)
{
    static const struct { const char *name; size_t at; } t[] = {
        { "accuracy", offsetof(nn_fairness, accuracy) }, { "balanced_accuracy", offsetof(nn_fairness, balanced_accuracy) },
        { "dp_difference", offsetof(nn_fairness, dp_difference) }, { "dp_ratio", offsetof(nn_fairness, dp_ratio) },
        { "dp_signed", offsetof(nn_fairness, dp_signed) }, { "disparate_impact", offsetof(nn_fairness, disparate_impact) },
        { "eopp_difference", offsetof(nn_fairness, eopp_difference) }, { "eopp_signed", offsetof(nn_fairness, eopp_signed) },
        { "eodds_max", offsetof(nn_fairness, eodds_max) }, { "eodds_mean", offsetof(nn_fairness, eodds_mean) },
        { "aod_signed", offsetof(nn_fairness, aod_signed) }, { "aaod", offsetof(nn_fairness, aaod) },
        { "fpr_signed", offsetof(nn_fairness, fpr_signed) }, { "accuracy_gap", offsetof(nn_fairness, accuracy_gap) }
    };
    double v = nni_nan();
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++)
        if (strcmp(name, t[i].name) == 0) {
            memcpy(&v, (const unsigned char *)f + t[i].at, sizeof v);
            if (known) *known = 1;
            return v;
        }
    if (known) *known = 0;
    return v;
}
/* The rates that figures compare, and which figures compare which. */
enum { NNI_RATE_SELECTED = 1, NNI_RATE_TPR = 2, NNI_RATE_FPR = 4, NNI_RATE_RIGHT = 8 };
typedef struct nni_fair_figure { const char *name; int rates, folded, mean; } nni_fair_figure;
NNI_FN const nni_fair_figure *nni_fair_figure_find(const char *name)
{
    static const nni_fair_figure t[] = {
        { "dp_signed", NNI_RATE_SELECTED, 0, 0 },
        { "eopp_signed", NNI_RATE_TPR, 0, 0 },
        { "fpr_signed", NNI_RATE_FPR, 0, 0 },
        { "dp_difference", NNI_RATE_SELECTED, 1, 0 },
        { "eopp_difference", NNI_RATE_TPR, 1, 0 },
        { "accuracy_gap", NNI_RATE_RIGHT, 1, 0 },
        { "eodds_max", NNI_RATE_TPR | NNI_RATE_FPR, 1, 0 },
        { "eodds_mean", NNI_RATE_TPR | NNI_RATE_FPR, 1, 1 },
        { "aaod", NNI_RATE_TPR | NNI_RATE_FPR, 1, 1 }
    };
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++)
        if (strcmp(name, t[i].name) == 0) return &t[i];
    return NULL;
}
NNI_FN nn_interval nni_fair_rate(const nn_group_stats *g, int rate, double level)
{
    if (rate == NNI_RATE_TPR) return nn_wilson((double)g->tp, (double)g->positives, level);
    if (rate == NNI_RATE_FPR)
        return nn_wilson((double)g->fp, (double)(g->n - g->positives), level);
    if (rate == NNI_RATE_SELECTED) return nn_wilson((double)g->selected, (double)g->n, level);
    return nn_wilson((double)(g->tp + g->tn), (double)g->n, level);
}
/* rate of b less rate of a */
NNI_FN nn_interval nni_fair_gap(const nn_group_stats *a, const nn_group_stats *b, int rate,
                                double level)
{
    const nn_interval p = nni_fair_rate(a, rate, level), q = nni_fair_rate(b, rate, level);
    nn_interval d = q;
    d.mean = q.mean - p.mean;
    d.lo = d.mean - nni_sqrt((q.mean - q.lo) * (q.mean - q.lo) + (p.hi - p.mean) * (p.hi - p.mean));
    d.hi = d.mean + nni_sqrt((q.hi - q.mean) * (q.hi - q.mean) + (p.mean - p.lo) * (p.mean - p.lo));
    return d;
}
/* *lo, *hi = the largest ends of |rate of b - rate of a| over the pairs of groups; NaN sticks */
NNI_FN void nni_fair_fold(double *lo, double *hi, const nn_fairness *f, int rate, double level)
{
    size_t a, b;
    *lo = *hi = 0.0;
    for (a = 0; a < f->n_groups; a++)
        for (b = a + 1; b < f->n_groups; b++) {
            const nn_interval d = nni_fair_gap(&f->group[a], &f->group[b], rate, level);
            const double far = d.hi > -d.lo ? d.hi : -d.lo, near = d.lo > -d.hi ? d.lo : -d.hi;
            if (d.mean != d.mean || *lo != *lo) { *lo = *hi = nni_nan(); return; }
            if (near > *lo) *lo = near;                   /* below 0 where the interval holds 0 */
            if (far > *hi) *hi = far;
        }
}
NN_DEF nn_status nn_fairness_interval(nn_interval *out, const nn_fairness *f, const char *figure,
                                      double level, nn_error *err)
{
    const nni_fair_figure *known = nni_fair_figure_find(figure);
    const size_t pairs = f->n_groups * (f->n_groups - 1) / 2;
    double lo[2], hi[2], each;
    nn_interval r;
    char name[64];
    int rate, count = 0, k = 0;
    if (strcmp(figure, "accuracy") == 0) {
        *out = nn_wilson((double)(f->all.tp + f->all.tn), (double)f->n, level);
        return NN_OK;
    }
    if (!known)
        return nn_error_set(err, NN_E_ARG, "nn_fairness_interval: no interval for a figure '%s'",
                            nni_name(name, figure));
    r.n = f->n;
    r.mean = nn_fairness_field(f, figure, NULL);
    r.sd = r.lo = r.hi = nni_nan();
    if (!known->folded) {
        const nn_interval d = nni_fair_gap(&f->group[0], &f->group[1], known->rates, level);
        if (f->n_groups == 2) { r.lo = d.lo; r.hi = d.hi; }
        *out = r;
        return NN_OK;
    }
    for (rate = 1; rate <= NNI_RATE_RIGHT; rate *= 2) count += (known->rates & rate) != 0;
    each = 1.0 - (1.0 - nni_level(level)) / (double)(pairs * (size_t)count);
    for (rate = 1; rate <= NNI_RATE_RIGHT; rate *= 2)
        if (known->rates & rate) { nni_fair_fold(&lo[k], &hi[k], f, rate, each); k++; }
    if (count == 1) { lo[1] = lo[0]; hi[1] = hi[0]; }
    if (known->mean || lo[0] + lo[1] != lo[0] + lo[1]) {
        r.lo = 0.5 * (lo[0] + lo[1]);
        r.hi = 0.5 * (hi[0] + hi[1]);
    } else {
        r.lo = lo[0] > lo[1] ? lo[0] : lo[1];
        r.hi = hi[0] > hi[1] ? hi[0] : hi[1];
    }
    *out = r;
    return NN_OK;
}
typedef struct nni_fair_boot {
    const int64_t *y, *pred, *z;
    size_t n_groups;
    const char *figure;
} nni_fair_boot;
NNI_FN double nni_fair_boot_stat(const size_t *rows, size_t n, void *user)
{
    const nni_fair_boot *b = (const nni_fair_boot *)user;
    nn_fairness f;
    if (nn_fairness_make(&f, b->y, b->pred, b->z, rows, n, b->n_groups, NULL) != NN_OK) return nni_nan();
    return nn_fairness_field(&f, b->figure, NULL);
}
NN_DEF nn_status nn_fairness_bootstrap(nn_interval *out, const char *figure, const int64_t *y,
                                       const int64_t *pred, const int64_t *z, size_t n,
                                       size_t n_groups, const nn_bootstrap_desc *d, nn_error *err)
{
    nn_fairness f;
    nni_fair_boot b;
    int known;
    char name[64];
    nn_status s = nn_fairness_make(&f, y, pred, z, NULL, n, n_groups, err);
    if (s != NN_OK) return s;
    (void)nn_fairness_field(&f, figure, &known);
    if (!known)
        return nn_error_set(err, NN_E_ARG, "nn_fairness_bootstrap: no figure is named '%s'",
                        nni_name(name, figure));
    b.y = y;
    b.pred = pred;
    b.z = z;
    b.n_groups = n_groups;
    b.figure = figure;
    s = nn_bootstrap(out, nni_fair_boot_stat, &b, n, d, err);
    if (s == NN_OK && nni_fair_figure_find(figure) && nni_fair_figure_find(figure)->folded) {
        nn_interval q;
        s = nn_fairness_interval(&q, &f, figure, d ? d->level : 0.0, err);
        out->lo = q.lo;
        out->hi = q.hi;
    }
    return s;
}
/* ---- confident learning ---- */
NNI_FN nn_status nni_confident_check(const int64_t *y, const double *p, size_t n, size_t k,
                                     nn_error *err)
{
    size_t i, j;
    if (n == 0 || k < 2 || k > NN_MAX_CONFIDENT)
        return nn_error_set(err, NN_E_ARG,
                            "nn_confident: expected rows and 2 to %d classes, got %zu and %zu",
                            NN_MAX_CONFIDENT, n, k);
    for (i = 0; i < n; i++) {
        if (y[i] < 0 || (uint64_t)y[i] >= k)
            return nn_error_set(err, NN_E_ARG, "nn_confident: row %zu: label %lld is not below %zu", i,
                                (long long)y[i], k);
        for (j = 0; j < k; j++)
            if (!(p[i * k + j] >= 0.0 && p[i * k + j] <= 1.0))
                return nn_error_set(err, NN_E_ARG,
                                    "nn_confident: row %zu: expected a probability, got %g", i,
                                    p[i * k + j]);
    }
    return NN_OK;
}
/* t of class j */
NNI_FN double nni_confident_cut(size_t j, const int64_t *y, const double *p, size_t n, size_t k)
{
    double sum = 0.0, rows = 0.0;
    size_t i;
    for (i = 0; i < n; i++)
        if ((size_t)y[i] == j) {
            sum += p[i * k + j];
            rows += 1.0;
        }
    return rows > 0.0 ? sum / rows : nni_nan();
}
NN_DEF nn_status nn_confident_joint(double *joint, const int64_t *y, const double *p, size_t n,
                                    size_t k, nn_error *err)
{
    size_t i, j, c, best;
    double t[NN_MAX_CONFIDENT], rows[NN_MAX_CONFIDENT], sum;
    nn_status s = nni_confident_check(y, p, n, k, err);
    if (s != NN_OK) return s;
    for (j = 0; j < k * k; j++) joint[j] = 0.0;
    for (j = 0; j < k; j++) {
        rows[j] = 0.0;
        t[j] = nni_confident_cut(j, y, p, n, k);
        if (t[j] != t[j]) return nn_error_set(err, NN_E_ARG, "nn_confident: no row is labelled %zu", j);
    }
    for (i = 0; i < n; i++) {
        const double *q = p + i * k;
        rows[y[i]] += 1.0;
        for (j = 0, best = k; j < k; j++)
            if (q[j] >= t[j] - 1e-6 && (best == k || q[j] > q[best])) best = j;
        if (best < k) joint[(size_t)y[i] * k + best] += 1.0;
    }
    for (c = 0; c < k; c++) {
        if (joint[c * k + c] < 1.0) joint[c * k + c] = 1.0;
        for (j = 0, sum = 0.0; j < k; j++) sum += joint[c * k + j];
        for (j = 0; j < k; j++) joint[c * k + j] *= rows[c] / (sum * (double)n);
    }
    return NN_OK;
}
typedef struct nni_margin_row { double margin; size_t row; } nni_margin_row;
NNI_FN int nni_margin_order(const void *x, const void *y)
{
    const nni_margin_row *a = (const nni_margin_row *)x, *b = (const nni_margin_row *)y;
    if (a->margin != b->margin) return a->margin > b->margin ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}
NN_DEF nn_status nn_confident_keep(uint8_t *keep, const double *joint, const int64_t *y,
                                   const double *p, size_t n, size_t k, size_t min_class,
                                   const nn_alloc *alloc, nn_error *err)
{
    nni_margin_row *row;
    size_t i, j, c, m, rows, left, bytes;
    nn_status s = nni_confident_check(y, p, n, k, err);
    if (s != NN_OK) return s;
    if (!nn_size_mul(n, sizeof *row, &bytes) ||
        (row = (nni_margin_row *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_confident_keep: out of memory for %zu rows", n);
    for (i = 0; i < n; i++) keep[i] = 1;
    for (c = 0; c < k; c++) {
        for (i = 0, rows = 0; i < n; i++) rows += (size_t)y[i] == c;
        left = rows;
        for (j = 0; j < k; j++) {
            const double share = (double)n * joint[c * k + j];
            size_t most = share >= 0.0 && share < (double)rows ? (size_t)(share + 0.5) : rows;
            if (j == c) continue;
            for (i = 0, m = 0; i < n; i++) {
                if ((size_t)y[i] != c || !keep[i]) continue;
                row[m].row = i;
                row[m++].margin = p[i * k + j] - p[i * k + c];
            }
            if (m) qsort(row, m, sizeof *row, nni_margin_order);
            for (i = 0; i < m && most && left > min_class && row[i].margin > 0.0; i++) {
                keep[row[i].row] = 0;
                most--;
                left--;
            }
        }
    }
    nn_mem_free(row, bytes, alloc);
    return NN_OK;
}

/* ---- equal shares of positives ---- */
typedef struct nni_parity_row { int64_t group; double score; int64_t y; } nni_parity_row;
/* the group, then high scores first */
NNI_FN int nni_parity_order(const void *x, const void *y)
{
    const nni_parity_row *a = (const nni_parity_row *)x, *b = (const nni_parity_row *)y;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    return (a->score < b->score) - (a->score > b->score);
}
/* A corner of a group's hull: the cut, the share of positives, labels made right. */
typedef struct nni_parity_corner { double cut, share, right; } nni_parity_corner;
/* labels made right at that share: the hull h [m], and the corner before it */
NNI_FN double nni_parity_at(const nni_parity_corner *h, size_t m, double share, size_t *before)
{
    size_t lo = 0, hi = m - 1, mid;
    while (hi - lo > 1) {
        mid = lo + (hi - lo) / 2;
        if (h[mid].share <= share) lo = mid;
        else hi = mid;
    }
    *before = lo;
    return h[lo].right + (h[hi].right - h[lo].right) * (share - h[lo].share) /
                             (h[hi].share - h[lo].share);
}
/* the upper hull of a group's thresholds: h [rows + 1], returns how many corners; at least two */
NNI_FN size_t nni_parity_hull(nni_parity_corner *h, const nni_parity_row *row, size_t rows)
{
    size_t i, m = 0;
    double right = 0.0;
    for (i = 0; i < rows; i++) right += row[i].y == 0 ? 1.0 : 0.0;
    for (i = 0; i <= rows; i++) {                    /* the first i rows are positive */
        nni_parity_corner c;
        if (i) right += row[i - 1].y ? 1.0 : -1.0;
        if (i && i < rows && !(row[i].score < row[i - 1].score)) continue;
        c.cut = i == 0      ? INFINITY :
                i == rows   ? -INFINITY :
                              row[i].score + 0.5 * (row[i - 1].score - row[i].score);
        c.share = (double)i / (double)rows;
        c.right = right;
        while (m >= 2 && (h[m - 1].right - h[m - 2].right) * (c.share - h[m - 1].share) <=
                             (c.right - h[m - 1].right) * (h[m - 1].share - h[m - 2].share))
            m--;
        h[m++] = c;
    }
    return m;
}
NN_DEF double nn_parity_probability(const nn_parity_cut *cut, double score)
{
    if (score > cut->hi) return 1.0;
    return score > cut->lo ? cut->mix : 0.0;
}
NN_DEF nn_status nn_parity_fit(nn_parity_cut *cut, double *rate, double *right, const int64_t *y,
                               const int64_t *z, const double *score, size_t n, size_t n_groups,
                               const nn_alloc *alloc, nn_error *err)
{
    nni_parity_row *row;
    nni_parity_corner *hull;
    size_t first[NN_MAX_GROUPS], corners[NN_MAX_GROUPS], i, g, q, at, bytes, hull_bytes;
    double best = -1.0, best_rate = 0.0, sum;
    if (n == 0 || n_groups == 0 || n_groups > NN_MAX_GROUPS)
        return nn_error_set(err, NN_E_ARG,
                            "nn_parity_fit: expected rows and 1 to %d groups, got %zu and %zu",
                            NN_MAX_GROUPS, n, n_groups);
    for (i = 0; i < n; i++)
        if ((y[i] & ~(int64_t)1) || z[i] < 0 || (uint64_t)z[i] >= n_groups ||
            !(score[i] - score[i] == 0.0))
            return nn_error_set(err, NN_E_ARG,
                                "nn_parity_fit: row %zu: expected label 0 or 1, a group below %zu and "
                                "a finite score, got %lld, %lld, %g",
                                i, n_groups, (long long)y[i], (long long)z[i], score[i]);
    if (!nn_size_mul(n, sizeof *row, &bytes) ||
        !nn_size_mul(n + n_groups, sizeof *hull, &hull_bytes) ||
        (row = (nni_parity_row *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_parity_fit: out of memory for %zu rows", n);
    hull = (nni_parity_corner *)nn_mem_alloc(hull_bytes, alloc);
    if (!hull) {
        nn_mem_free(row, bytes, alloc);
        return nn_error_set(err, NN_E_NOMEM, "nn_parity_fit: out of memory for %zu rows", n);
    }
    for (i = 0; i < n; i++) {
        row[i].group = z[i];
        row[i].score = score[i];
        row[i].y = y[i];
    }
    qsort(row, n, sizeof *row, nni_parity_order);
    for (g = 0, i = 0, at = 0; g < n_groups; g++) {
        const size_t start = i;
        while (i < n && (size_t)row[i].group == g) i++;
        first[g] = at;
        corners[g] = i > start ? nni_parity_hull(hull + at, row + start, i - start) : 0;
        at += corners[g];
    }
    for (q = 0; q < at; q++) {                       /* every corner's share, lowest of equals */
        size_t before;
        for (g = 0, sum = 0.0; g < n_groups; g++)
            if (corners[g])
                sum += nni_parity_at(hull + first[g], corners[g], hull[q].share, &before);
        if (sum > best + 1e-9 || (sum > best - 1e-9 && hull[q].share < best_rate)) {
            best = sum > best ? sum : best;
            best_rate = hull[q].share;
        }
    }
    for (g = 0; g < n_groups; g++) {
        const nni_parity_corner *h = hull + first[g];
        size_t before;
        cut[g].lo = cut[g].hi = INFINITY;
        cut[g].mix = 0.0;
        if (!corners[g]) continue;
        (void)nni_parity_at(h, corners[g], best_rate, &before);
        cut[g].hi = h[before].cut;
        cut[g].lo = h[before + 1].cut;
        cut[g].mix = (best_rate - h[before].share) / (h[before + 1].share - h[before].share);
    }
    if (rate) *rate = best_rate;
    if (right) *right = best / (double)n;
    nn_mem_free(hull, hull_bytes, alloc);
    nn_mem_free(row, bytes, alloc);
    return NN_OK;
}
NN_DEF nn_status nn_reweigh(double *w, const int64_t *y, const int64_t *z, size_t n,
                            size_t n_groups, nn_error *err)
{
    size_t cell[NN_MAX_GROUPS][2], i, g, ny[2] = { 0, 0 };
    if (n_groups == 0) n_groups = 2;
    if (n_groups > NN_MAX_GROUPS)
        return nn_error_set(err, NN_E_LIMIT, "nn_reweigh: expected at most %d groups, got %zu",
                        NN_MAX_GROUPS, n_groups);
    for (g = 0; g < n_groups; g++) cell[g][0] = cell[g][1] = 0;
    for (i = 0; i < n; i++) {
        if ((y[i] & ~(int64_t)1) || z[i] < 0 || (uint64_t)z[i] >= n_groups)
            return nn_error_set(err, NN_E_ARG,
                "nn_reweigh: row %zu: expected label 0 or 1 and group 0 to %zu, got %lld and %lld",
                i, n_groups - 1, (long long)y[i], (long long)z[i]);
        cell[z[i]][y[i]]++;
        ny[y[i]]++;
    }
    for (i = 0; i < n; i++) {
        const size_t *c = cell[z[i]];
        w[i] = (double)ny[y[i]] * (double)(c[0] + c[1]) / ((double)n * (double)c[y[i]]);
    }
    return NN_OK;
}
NN_DEF double nn_label_dp_gap(const int64_t *y, const int64_t *z, size_t n, size_t n_groups)
{
    double lo = 0.0, hi = 0.0;
    size_t g, i, filled = 0;
    for (g = 0; g < (n_groups ? n_groups : 2); g++) {
        size_t in = 0, pos = 0;
        double v;
        for (i = 0; i < n; i++) if (z[i] == (int64_t)g) { in++; pos += y[i] == 1; }
        if (!in) continue;
        v = (double)pos / (double)in;
        if (!filled || v < lo) lo = v;
        if (!filled || v > hi) hi = v;
        filled++;
    }
    return filled > 1 ? hi - lo : nni_nan();
}

/* ---- [REGRESSION] ------------------------------------------------------- */
NN_DEF void nn_linear_free(nn_linear *m)
{
    nn_linear zero = NN_ZERO;
    if (!m) return;
    nn_tensor_free(&m->coef);
    nn_tensor_free(&m->intercept);
    *m = zero;
}

/* The state of a logistic fit: a [n,p] is x with a last column of ones when there is an intercept;
 * theta [K,p]. */
typedef struct nni_logit {
    size_t n, d, p, K;                   /* p = d + intercept, K outputs: 1 = binary */
    int intercept, threads;
    double lambda;
    const double *a, *weight;
    const int64_t *y;
    double *theta, *next, *grad, *step;  /* [K p] */
    double *z, *r, *prob;                /* [n K] scores, w (prob - target), probabilities */
    double *h, *wa;                      /* Hessian [K p, K p], weighted a [n,p]; NULL: by CG */
    double *cg;                          /* [4 K p] */
    nn_error *err;
    nn_alloc alloc;
} nni_logit;

/* objective at theta; fills z, prob, r */
NNI_FN nn_status nni_logit_value(nni_logit *q, const double *theta, double *value)
{
    const size_t n = q->n, p = q->p, K = q->K;
    nni_acc loss = NN_ZERO, pen = NN_ZERO;
    size_t i, k, j;
    nn_status s = nn_gemm_f64(n, K, p, 1.0, q->a, p, 0, theta, p, 1, 0.0, q->z, K, q->threads, q->err);
    if (s != NN_OK) return s;
    if (K == 1) {                    /* loss = max(z, 0) - t z - log max(p, 1 - p); equal weights:
                                        one logarithm of a product of many such factors in [1/2,
                                        1] */
        double product = 1.0;
        nni_vprob_for(nni_isa())(q->prob, q->z, n);
        for (i = 0; i < n; i++) {
            const double w = q->weight ? q->weight[i] : 1.0, z = q->z[i], prob = q->prob[i],
                         t = q->y[i] ? 1.0 : 0.0, big = prob > 0.5 ? prob : 1.0 - prob;
            double part = (z > 0.0 ? z : 0.0) - t * z;
            if (q->weight) part -= nn_log(big);
            else if ((product *= big) < 1e-250 || i + 1 == n) { part -= nn_log(product); product = 1.0; }
            nni_acc_add(&loss, w * part);
            q->r[i] = w * (prob - t);
        }
    } else for (i = 0; i < n; i++) {
        const double w = q->weight ? q->weight[i] : 1.0, *z = q->z + i * K;
        double *prob = q->prob + i * K, *r = q->r + i * K;
        {
            double top = z[0], sum = 0.0;
            for (k = 1; k < K; k++) if (z[k] > top) top = z[k];
            for (k = 0; k < K; k++) { prob[k] = nn_exp(z[k] - top); sum += prob[k]; }
            for (k = 0; k < K; k++) {
                prob[k] /= sum;
                r[k] = w * (prob[k] - (q->y[i] == (int64_t)k ? 1.0 : 0.0));
            }
            nni_acc_add(&loss, w * (nn_log(sum) + top - z[q->y[i]]));
        }
    }
    for (k = 0; k < K; k++)
        for (j = 0; j < q->d; j++) nni_acc_add(&pen, theta[k * p + j] * theta[k * p + j]);
    *value = nni_acc_get(&loss) + 0.5 * q->lambda * nni_acc_get(&pen);
    return NN_OK;
}
/* grad = r^T a + lambda theta (not the intercept) */
NNI_FN nn_status nni_logit_grad(nni_logit *q)
{
    size_t k, j;
    nn_status s = nn_gemm_f64(q->K, q->p, q->n, 1.0, q->r, q->K, 1, q->a, q->p, 0, 0.0, q->grad,
                              q->p, q->threads, q->err);
    for (k = 0; s == NN_OK && k < q->K; k++)
        for (j = 0; j < q->d; j++) q->grad[k * q->p + j] += q->lambda * q->theta[k * q->p + j];
    return s;
}
/* Softmax is blind to a constant added to all classes; there the gradient is 0, so any curvature
 * put there changes no step and keeps the Hessian positive. */
NNI_FN double nni_logit_flat(const nni_logit *q, size_t j)
{
    return q->K > 1 && (q->lambda == 0.0 || j >= q->d) ? 1.0 : 0.0;
}

NNI_FN nn_status nni_logit_hessian(nni_logit *q)
{
    const size_t n = q->n, p = q->p, K = q->K, P = K * p;
    size_t k, l, i, j;
    double top = 0.0;
    nn_status s = NN_OK;
    for (k = 0; k < K && s == NN_OK; k++)
        for (l = 0; l <= k && s == NN_OK; l++) {
            for (i = 0; i < n; i++) {
                const double w = q->weight ? q->weight[i] : 1.0, pk = q->prob[i * K + k],
                             pl = q->prob[i * K + l];
                const double c = K == 1 ? w * pk * (1.0 - pk) :
                                 k == l ? w * pk * (1.0 - pk) :
                                          -(w * pk * pl);
                for (j = 0; j < p; j++) q->wa[i * p + j] = c * q->a[i * p + j];
            }
            s = nn_gemm_f64(p, p, n, 1.0, q->a, p, 1, q->wa, p, 0, 0.0, q->h + k * p * P + l * p, P,
                            q->threads, q->err);
        }
    if (s != NN_OK) return s;
    for (i = 0; i < P; i++) for (j = 0; j < i; j++) if (j / p < i / p) q->h[j * P + i] = q->h[i * P + j];
    for (k = 0; k < K; k++) for (j = 0; j < q->d; j++) q->h[(k * p + j) * P + k * p + j] += q->lambda;
    for (i = 0; i < P; i++) if (q->h[i * P + i] > top) top = q->h[i * P + i];
    for (j = 0; j < p; j++)
        if (nni_logit_flat(q, j) > 0.0)
            for (k = 0; k < K; k++)
                for (l = 0; l < K; l++) q->h[(k * p + j) * P + l * p + j] += top / (double)K;
    return NN_OK;
}
/* out = H v */
NNI_FN nn_status nni_logit_hv(nni_logit *q, double *out, const double *v)
{
    const size_t n = q->n, p = q->p, K = q->K;
    size_t i, k, j;
    nn_status s = nn_gemm_f64(n, K, p, 1.0, q->a, p, 0, v, p, 1, 0.0, q->z, K, q->threads, q->err);
    if (s != NN_OK) return s;
    for (i = 0; i < n; i++) {
        const double w = q->weight ? q->weight[i] : 1.0, *prob = q->prob + i * K;
        double *z = q->z + i * K, mean = 0.0;
        if (K == 1) { z[0] *= w * prob[0] * (1.0 - prob[0]); continue; }
        for (k = 0; k < K; k++) mean += prob[k] * z[k];
        for (k = 0; k < K; k++) z[k] = w * prob[k] * (z[k] - mean);
    }
    s = nn_gemm_f64(K, p, n, 1.0, q->z, K, 1, q->a, p, 0, 0.0, out, p, q->threads, q->err);
    if (s != NN_OK) return s;
    for (k = 0; k < K; k++) for (j = 0; j < q->d; j++) out[k * p + j] += q->lambda * v[k * p + j];
    for (j = 0; j < p; j++)
        if (nni_logit_flat(q, j) > 0.0) {
            double sum = 0.0;
            for (k = 0; k < K; k++) sum += v[k * p + j];
            for (k = 0; k < K; k++) out[k * p + j] += sum / (double)K;
        }
    return NN_OK;
}
/* step = -H^-1 grad: by Cholesky, damped until positive; or by preconditioned conjugate gradients
 * to a relative residual of tol */
NNI_FN nn_status nni_logit_step(nni_logit *q, double tol)
{
    const size_t P = q->K * q->p;
    size_t i, it, k;
    nn_status s;
    if (q->h) {
        double top = 0.0, damp = 0.0;
        int tries;
        if ((s = nni_logit_hessian(q)) != NN_OK) return s;
        for (i = 0; i < P; i++) if (q->h[i * P + i] > top) top = q->h[i * P + i];
        for (tries = 0; tries < 12; tries++) {
            for (i = 0; i < P; i++) q->step[i] = -q->grad[i];
            s = nn_cholesky_solve(q->step, q->h, q->step, P, 1, &q->alloc, q->err);
            if (s == NN_OK || s == NN_E_NOMEM) return s;
            {
                double more = damp > 0.0 ? damp * 100.0 : top * 1e-14;
                for (i = 0; i < P; i++) q->h[i * P + i] += more - damp;
                damp = more;
            }
        }
        return s;
    }
    {
        double *r = q->cg, *d = q->cg + P, *hd = q->cg + 2 * P, *m = q->cg + 3 * P, rz, rz0;
        for (k = 0; k < q->K; k++)
            for (i = 0; i < q->p; i++) {             /* diagonal of H */
                double v = i < q->d ? q->lambda : 0.0;
                size_t row;
                for (row = 0; row < q->n; row++) {
                    const double pr = q->prob[row * q->K + k], a = q->a[row * q->p + i];
                    v += (q->weight ? q->weight[row] : 1.0) * pr * (1.0 - pr) * a * a;
                }
                v += nni_logit_flat(q, i) / (double)q->K;
                m[k * q->p + i] = v > 0.0 ? 1.0 / v : 1.0;
            }
        for (i = 0; i < P; i++) { q->step[i] = 0.0; r[i] = -q->grad[i]; d[i] = m[i] * r[i]; }
        rz = rz0 = nn_dot_f64(r, d, P);
        for (it = 0; it < 4 * P + 100 && rz > tol * tol * rz0; it++) {
            double dhd, alpha, beta;
            if ((s = nni_logit_hv(q, hd, d)) != NN_OK) return s;
            dhd = nn_dot_f64(d, hd, P);
            if (!(dhd > 0.0)) break;
            alpha = rz / dhd;
            for (i = 0; i < P; i++) {
                q->step[i] += alpha * d[i];
                r[i] -= alpha * hd[i];
                hd[i] = m[i] * r[i];
            }
            beta = nn_dot_f64(r, hd, P) / rz;
            rz *= beta;
            for (i = 0; i < P; i++) d[i] = hd[i] + beta * d[i];
        }
    }
    return NN_OK;
}
NNI_FN nn_status nni_logit_run(nni_logit *q, nn_linear *m, size_t max_iter, double tol)
{
    const size_t P = q->K * q->p;
    double f, g0 = 0.0, gain = INFINITY;
    size_t i, it, flat = 0;
    nn_status s = nni_logit_value(q, q->theta, &f);
    if (s == NN_OK) s = nni_logit_grad(q);
    for (it = 0; s == NN_OK && it < max_iter; it++) {
        double slope, t = 1.0, fn = f, big = 0.0, size = 0.0, g = 0.0, cg_tol;
        int half;
        for (i = 0; i < P; i++) if (fabs(q->grad[i]) > g) g = fabs(q->grad[i]);
        if (it == 0) g0 = g;
        if (g == 0.0) { m->converged = 1; break; }
        cg_tol = g / g0 < 0.1 ? g / g0 : 0.1;
        if ((s = nni_logit_step(q, cg_tol > 1e-10 ? cg_tol : 1e-10)) != NN_OK) break;
        slope = nn_dot_f64(q->grad, q->step, P);
        gain = -slope;
        for (half = 0; half < 40; half++, t *= 0.5) {
            for (i = 0; i < P; i++) q->next[i] = q->theta[i] + t * q->step[i];
            if ((s = nni_logit_value(q, q->next, &fn)) != NN_OK) return s;
            /* the last term: rounding of f near the optimum */
            if (fn <= f + 1e-4 * t * slope + 4e-15 * fabs(f)) break;
        }
        if (half == 40) {
            if ((s = nni_logit_value(q, q->theta, &f)) == NN_OK) s = nni_logit_grad(q);
            break;
        }
        for (i = 0; i < P; i++) {
            if (fabs(t * q->step[i]) > big) big = fabs(t * q->step[i]);
            if (fabs(q->next[i]) > size) size = fabs(q->next[i]);
            q->theta[i] = q->next[i];
        }
        f = fn;
        s = nni_logit_grad(q);
        m->iterations = it + 1;
        if (half == 0 && big <= tol * (1.0 + size)) { m->converged = 1; break; }
        /* twice in a row what the step had to gain was below the value's rounding: noise from here on */
        flat = gain <= 4e-16 * fabs(f) ? flat + 1 : 0;
        if (flat == 2) break;
    }
    /* Where columns repeat each other, steps along them never end; twice what a step may still
     * gain is the Newton decrement: below the value's rounding nothing is left to gain. */
    if (gain <= 4e-16 * fabs(f)) m->converged = 1;
    m->objective = f;
    m->gradient = 0.0;
    for (i = 0; i < P; i++) if (fabs(q->grad[i]) > m->gradient) m->gradient = fabs(q->grad[i]);
    return s;
}
NN_DEF nn_status nn_logistic_fit(nn_linear *m, const nn_tensor *x, const int64_t *y,
                                 const nn_logistic_desc *desc, nn_error *err)
{
    nn_logistic_desc d = NN_ZERO;
    nni_logit q = NN_ZERO;
    nn_linear r = NN_ZERO;
    nn_tensor z = NN_ZERO;
    const nn_tensor *use = x;
    size_t n, D, k, i, j, P, classes = 0, words = 0, bytes = 0, seen = 0, cells;
    int dual, direct;
    double *block = NULL, *v;
    nn_status s;
    if (desc) d = *desc;
    if ((s = nni_reg_check("nn_logistic_fit", x, err)) != NN_OK) return s;
    n = x->shape[0];
    D = x->shape[1];
    if (!(d.lambda >= 0.0) || !(d.lambda - d.lambda == 0.0))
        return nn_error_set(err, NN_E_ARG,
                        "nn_logistic_fit: lambda must be finite and at least 0, got %g", d.lambda);
    for (i = 0; i < n; i++) {
        if (y[i] < 0 || y[i] > 1000000 || (d.n_classes && (uint64_t)y[i] >= d.n_classes))
            return nn_error_set(err, NN_E_ARG,
                            "nn_logistic_fit: row %zu: label %lld is not a class index", i,
                            (long long)y[i]);
        if ((size_t)y[i] + 1 > classes) classes = (size_t)y[i] + 1;
        if (i && y[i] != y[0]) seen = 1;
        if (d.weight && !(d.weight[i] >= 0.0 && d.weight[i] - d.weight[i] == 0.0))
            return nn_error_set(err, NN_E_ARG,
                "nn_logistic_fit: row %zu: the weight must be finite and at least 0, got %g", i,
                d.weight[i]);
    }
    if (d.n_classes) classes = d.n_classes;
    if (!seen || classes < 2)
        return nn_error_set(err, NN_E_ARG,
                        "nn_logistic_fit: expected rows of at least two classes, got one");
    q.K = classes == 2 && !d.multinomial ? 1 : classes;
    q.lambda = d.no_penalty ? 0.0 : d.lambda > 0.0 ? d.lambda : 1.0;
    dual = d.dual > 0 || (d.dual == 0 && D > n + n / 2);
    if (dual) {
        if ((s = nn_rowspace(&z, NULL, x, d.threads, &d.alloc, err)) != NN_OK) return s;
        if (z.shape[1] == 0) { nn_tensor_free(&z); dual = 0; }      /* x is all zero */
        else use = &z;
    }
    q.n = n;
    q.d = use->shape[1];
    q.intercept = !d.no_intercept;
    q.p = q.d + (size_t)q.intercept;
    q.threads = d.threads;
    q.weight = d.weight;
    q.y = y;
    q.err = err;
    q.alloc = d.alloc;
    P = q.K * q.p;
    direct = P <= 600 || (P <= 2000 && q.K == 1);
    /* a, theta next grad step, z r prob, then the Hessian and a weighted copy of a, or four vectors */
    s = nn_error_set(NULL, NN_E_NOMEM, "size");
    if (nn_size_mul(n, q.p, &cells) && nn_size_mul(n, 3 * q.K, &words) && nn_size_add(words, cells, &words) &&
        nn_size_add(words, 8 * P, &words)) {
        size_t hess = 0;
        int fits = 1;
        if (direct) fits = nn_size_mul(P, P, &hess) && nn_size_add(hess, cells, &hess);
        if (fits && nn_size_add(words, hess, &words) && nn_size_mul(words, sizeof(double), &bytes))
            block = (double *)nn_mem_alloc(bytes, &d.alloc);
    }
    if (!block) {
        nn_tensor_free(&z);
        return nn_error_set(err, NN_E_NOMEM,
                        "nn_logistic_fit: out of memory for %zu rows, %zu features", n, D);
    }
    v = block;
    q.theta = nni_next(&v, P);
    q.next = nni_next(&v, P);
    q.grad = nni_next(&v, P);
    q.step = nni_next(&v, P);
    q.cg = nni_next(&v, 4 * P);
    q.z = nni_next(&v, n * q.K);
    q.r = nni_next(&v, n * q.K);
    q.prob = nni_next(&v, n * q.K);
    nni_reg_copy(v, q.p, use, 0, q.d);
    if (q.intercept) for (i = 0; i < n; i++) v[i * q.p + q.d] = 1.0;
    q.a = nni_next(&v, cells);
    if (direct) { q.h = nni_next(&v, P * P); q.wa = v; }
    for (i = 0; i < P; i++) q.theta[i] = 0.0;
    if (d.start && !dual && d.start->n_features == D && d.start->n_outputs == q.K)
        for (k = 0; k < q.K; k++) {
            memcpy(q.theta + k * q.p, nn_f64(&d.start->coef) + k * D, D * sizeof(double));
            if (q.intercept) q.theta[k * q.p + D] = nn_f64(&d.start->intercept)[k];
        }
    s = nni_logit_run(&q, &r, d.max_iter ? d.max_iter : 200, d.tol > 0.0 ? d.tol : 1e-10);
    if (s == NN_OK) s = nn_tensor_make2(&r.coef, NN_F64, q.K, D, &d.alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&r.intercept, NN_F64, q.K, &d.alloc, err);
    if (s == NN_OK) {
        double *coef = nn_f64(&r.coef), *b = nn_f64(&r.intercept), mean = 0.0;
        if (!dual) for (k = 0; k < q.K; k++) memcpy(coef + k * D, q.theta + k * q.p, D * sizeof *coef);
        else {
            /* at the optimum lambda coef = -x^T r exactly: no triangular solve, nothing of size d x
             * d. Without a penalty the flattest solution is in the span of the rows as well: solve
             * z c = coef_z there by its normal equations. */
            double scale = q.lambda > 0.0 ? -1.0 / q.lambda : 1.0;
            if (q.lambda == 0.0) {
                const size_t rr = q.d;
                double *g = (double *)nn_mem_alloc((rr * rr + rr) * sizeof *g, &d.alloc),
                       *c = g ? g + rr * rr : NULL;
                if (!g) s = nn_error_set(err, NN_E_NOMEM, "nn_logistic_fit: out of memory");
                else
                    s = nn_gemm_f64(rr, rr, n, 1.0, nn_f64(&z), rr, 1, nn_f64(&z), rr, 0, 0.0, g,
                                    rr, d.threads, err);
                /* coef_x = x^T u with u = z (z^T z)^-1 coef_z */
                for (k = 0; s == NN_OK && k < q.K; k++) {
                    s = nn_cholesky_solve(c, g, q.theta + k * q.p, rr, 1, &d.alloc, err);
                    for (i = 0; s == NN_OK && i < n; i++)
                        q.r[i * q.K + k] = nn_dot_f64(nn_f64(&z) + i * rr, c, rr);
                }
                nn_mem_free(g, (rr * rr + rr) * sizeof *g, &d.alloc);
            }
            for (k = 0; s == NN_OK && k < q.K; k++)
                for (i = 0; i < n; i++) {
                    const double c = scale * q.r[i * q.K + k];
                    if (x->dtype == NN_F64) {
                        const double *row = (const double *)x->data + i * D;
                        for (j = 0; j < D; j++) coef[k * D + j] += c * row[j];
                    } else {
                        const float *row = (const float *)x->data + i * D;
                        for (j = 0; j < D; j++) coef[k * D + j] += c * (double)row[j];
                    }
                }
        }
        if (q.intercept) {
            for (k = 0; k < q.K; k++) { b[k] = q.theta[k * q.p + q.d]; mean += b[k]; }
            if (q.K > 1) for (k = 0; k < q.K; k++) b[k] -= mean / (double)q.K;
        }
        r.n_features = D;
        r.n_outputs = q.K;
        r.n_classes = classes;
        r.dual = dual;
    }
    nn_mem_free(block, bytes, &d.alloc);
    nn_tensor_free(&z);
    if (s != NN_OK) { nn_linear_free(&r); return s; }
    *m = r;
    return NN_OK;
}

NN_DEF nn_status nn_ridge_fit(nn_linear *m, const nn_tensor *x, const nn_tensor *y,
                              const nn_ridge_desc *desc, nn_error *err)
{
    nn_ridge_desc d = NN_ZERO;
    nn_linear r = NN_ZERO;
    size_t n, D, T, i, j, t, S, words, bytes = 0, cells, sq;
    int dual;
    double *block = NULL, *a, *yy, *mx, *my, *g, *c, total = 0.0;
    nn_status s;
    if (desc) d = *desc;
    if ((s = nni_reg_check("nn_ridge_fit", x, err)) != NN_OK) return s;
    n = x->shape[0];
    D = x->shape[1];
    if ((y->dtype != NN_F32 && y->dtype != NN_F64) || (y->ndim != 1 && y->ndim != 2) || y->shape[0] != n)
        return nn_error_set(err, NN_E_ARG,
            "nn_ridge_fit: expected y as f32 or f64 [%zu] or [%zu,t], got %s with %zu rows", n, n,
            nn_dtype_name(y->dtype), y->ndim ? y->shape[0] : 0);
    T = y->ndim == 2 ? y->shape[1] : 1;
    if (T < 1) return nn_error_set(err, NN_E_ARG, "nn_ridge_fit: y has no columns");
    if (!(d.lambda >= 0.0) || !(d.lambda - d.lambda == 0.0))
        return nn_error_set(err, NN_E_ARG, "nn_ridge_fit: lambda must be finite and at least 0, got %g",
                        d.lambda);
    for (i = 0; i < n * T; i++) {
        double v = nn_tensor_get_f64(y, i);
        if (!(v - v == 0.0))
            return nn_error_set(err, NN_E_NONFINITE,
                            "nn_ridge_fit: y row %zu, column %zu is not finite", i / T, i % T);
    }
    for (i = 0; i < n; i++) {
        double w = d.weight ? d.weight[i] : 1.0;
        if (!(w >= 0.0 && w - w == 0.0))
            return nn_error_set(err, NN_E_ARG,
                "nn_ridge_fit: row %zu: the weight must be finite and at least 0, got %g", i, w);
        total += w;
    }
    if (!(total > 0.0)) return nn_error_set(err, NN_E_ARG, "nn_ridge_fit: all weights are 0");
    dual = d.dual > 0 || (d.dual == 0 && D > n);
    S = dual ? n : D;
    if (nn_size_mul(n, D, &cells) && nn_size_mul(S, S, &sq) && nn_size_mul(n, T, &words) &&
        nn_size_add(words, cells, &words) && nn_size_add(words, sq, &words) &&
        nn_size_add(words, S * T, &words) && nn_size_add(words, D + T, &words) &&
        nn_size_mul(words, sizeof(double), &bytes))
        block = (double *)nn_mem_alloc(bytes, &d.alloc);
    if (!block)
        return nn_error_set(err, NN_E_NOMEM, "nn_ridge_fit: out of memory for %zu rows, %zu features",
                        n, D);
    a = block;
    yy = a + cells;
    g = yy + n * T;
    c = g + sq;
    mx = c + S * T;
    my = mx + D;
    nni_reg_copy(a, D, x, 0, D);
    for (i = 0; i < n * T; i++) yy[i] = nn_tensor_get_f64(y, i);
    /* weighted means: mx and my are one array */
    for (j = 0; j < D + T; j++) mx[j] = 0.0;
    if (!d.no_intercept) {
        for (i = 0; i < n; i++) {
            double w = d.weight ? d.weight[i] : 1.0;
            for (j = 0; j < D; j++) mx[j] += w * a[i * D + j];
            for (t = 0; t < T; t++) my[t] += w * yy[i * T + t];
        }
        for (j = 0; j < D + T; j++) mx[j] /= total;
    }
    for (i = 0; i < n; i++) {
        double w = d.weight ? nni_sqrt(d.weight[i]) : 1.0;
        for (j = 0; j < D; j++) a[i * D + j] = w * (a[i * D + j] - mx[j]);
        for (t = 0; t < T; t++) yy[i * T + t] = w * (yy[i * T + t] - my[t]);
    }
    s = dual ? nn_gemm_f64(n, n, D, 1.0, a, D, 0, a, D, 1, 0.0, g, n, d.threads, err)
             : nn_gemm_f64(D, D, n, 1.0, a, D, 1, a, D, 0, 0.0, g, D, d.threads, err);
    for (i = 0; s == NN_OK && i < S; i++) g[i * S + i] += d.lambda;
    if (s == NN_OK && !dual) s = nn_gemm_f64(D, T, n, 1.0, a, D, 1, yy, T, 0, 0.0, c, T, d.threads, err);
    if (s == NN_OK && dual) memcpy(c, yy, n * T * sizeof *c);
    if (s == NN_OK) s = nn_cholesky_solve(c, g, c, S, T, &d.alloc, err);
    if (s == NN_E_ARG)
        (void)nn_error_set(err, NN_E_ARG,
                       "nn_ridge_fit: the %zu x %zu system is singular; use lambda > 0", S, S);
    if (s == NN_OK) s = nn_tensor_make2(&r.coef, NN_F64, T, D, &d.alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&r.intercept, NN_F64, T, &d.alloc, err);
    if (s == NN_OK) {
        double *coef = nn_f64(&r.coef);
        if (dual) s = nn_gemm_f64(T, D, n, 1.0, c, T, 1, a, D, 0, 0.0, coef, D, d.threads, err);
        else for (t = 0; t < T; t++) for (j = 0; j < D; j++) coef[t * D + j] = c[j * T + t];
        for (t = 0; t < T && !d.no_intercept; t++)
            nn_f64(&r.intercept)[t] = my[t] - nn_dot_f64(mx, coef + t * D, D);
        r.n_features = D;
        r.n_outputs = T;
        r.iterations = 1;
        r.converged = 1;
        r.dual = dual;
    }
    nn_mem_free(block, bytes, &d.alloc);
    if (s != NN_OK) { nn_linear_free(&r); return s; }
    *m = r;
    return NN_OK;
}
NN_DEF nn_status nn_linear_scores(double *out, const nn_linear *m, const nn_tensor *x, nn_error *err)
{
    const size_t K = m->n_outputs, D = m->n_features;
    size_t i, k, j;
    if ((x->dtype != NN_F32 && x->dtype != NN_F64) || x->ndim != 2 || x->shape[1] != D)
        return nn_error_set(
            err, NN_E_ARG, "nn_linear_scores: expected x as f32 or f64 [n,%zu], got %s [%zu,%zu]",
            D, nn_dtype_name(x->dtype), x->ndim ? x->shape[0] : 0, x->ndim > 1 ? x->shape[1] : 0);
    for (i = 0; i < x->shape[0]; i++)
        for (k = 0; k < K; k++) {
            const double *w = nn_f64(&m->coef) + k * D;
            nni_acc sum = NN_ZERO;
            double v;
            if (x->dtype == NN_F64) v = nn_dot_f64((const double *)x->data + i * D, w, D);
            else {
                for (j = 0; j < D; j++)
                    nni_acc_add(&sum, (double)((const float *)x->data)[i * D + j] * w[j]);
                v = nni_acc_get(&sum);
            }
            out[i * K + k] = v + nn_f64(&m->intercept)[k];
        }
    return NN_OK;
}
NN_DEF nn_status nn_linear_proba(double *out, const nn_linear *m, const nn_tensor *x, nn_error *err)
{
    const size_t C = m->n_classes;
    size_t i, k;
    nn_status s;
    if (C < 2) return nn_error_set(err, NN_E_ARG, "nn_linear_proba: a ridge model has no probabilities");
    if ((s = nn_linear_scores(out, m, x, err)) != NN_OK) return s;
    /* from the end: binary scores [n] widen to [n,2] in place */
    for (i = x->shape[0]; i-- > 0;) {
        double *o = out + i * C;
        if (m->n_outputs == 1) {
            const double z = out[i];
            o[1] = nn_sigmoid(z);
            o[0] = nn_sigmoid(-z);
        } else {
            double top = o[0], sum = 0.0;
            for (k = 1; k < C; k++) if (o[k] > top) top = o[k];
            for (k = 0; k < C; k++) { o[k] = nn_exp(o[k] - top); sum += o[k]; }
            for (k = 0; k < C; k++) o[k] /= sum;
        }
    }
    return NN_OK;
}
NN_DEF nn_status nn_linear_predict(int64_t *out, const nn_linear *m, const nn_tensor *x, nn_error *err)
{
    const size_t K = m->n_outputs;
    size_t i, k, rows;
    double z[64];
    nn_tensor row;
    nn_status s;
    if (m->n_classes < 2) return nn_error_set(err, NN_E_ARG, "nn_linear_predict: a ridge model has no classes");
    /* many classes: one class at a time would cost the same, so look row by row on the heap-free
     * path */
    if (K > 64) {
        nn_linear one = *m;
        double best;
        size_t shape1[1] = { 1 }, shape2[2];
        shape2[0] = 1;
        shape2[1] = m->n_features;
        for (i = 0; i < (x->ndim ? x->shape[0] : 0); i++) {
            if ((s = nn_tensor_rows(&row, x, i, 1, err)) != NN_OK) return s;
            for (best = 0.0, out[i] = 0, k = 0; k < K; k++) {
                one.n_outputs = 1;
                one.coef = nn_tensor_view(nn_f64(&m->coef) + k * m->n_features, NN_F64, 2, shape2);
                one.intercept = nn_tensor_view(nn_f64(&m->intercept) + k, NN_F64, 1, shape1);
                if ((s = nn_linear_scores(z, &one, &row, err)) != NN_OK) return s;
                if (k == 0 || z[0] > best) { best = z[0]; out[i] = (int64_t)k; }
            }
        }
        return NN_OK;
    }
    rows = x->ndim ? x->shape[0] : 0;
    if (rows == 0) return nn_linear_scores(z, m, x, err);
    for (i = 0; i < rows; i++) {
        if ((s = nn_tensor_rows(&row, x, i, 1, err)) != NN_OK ||
            (s = nn_linear_scores(z, m, &row, err)) != NN_OK)
            return s;
        if (K == 1) out[i] = z[0] > 0.0;
        else nn_argmax_rows(out + i, z, 1, K);
    }
    return NN_OK;
}

NN_DEF void nn_leace_free(nn_leace *m)
{
    nn_leace zero = NN_ZERO;
    if (!m) return;
    nn_tensor_free(&m->mean);
    nn_tensor_free(&m->left);
    nn_tensor_free(&m->right);
    *m = zero;
}
/* t [n,d] less its column means, which go to mean [d] */
NNI_FN void nni_center(double *t, double *mean, size_t n, size_t d)
{
    size_t i, j;
    for (j = 0; j < d; j++) mean[j] = 0.0;
    for (i = 0; i < n; i++)
        for (j = 0; j < d; j++) mean[j] += t[i * d + j];
    for (j = 0; j < d; j++) mean[j] /= (double)n;
    for (i = 0; i < n; i++)
        for (j = 0; j < d; j++) t[i * d + j] -= mean[j];
}
/* left and right from the decomposition of the rows, q [r, rank] with rows of stride wide */
NNI_FN nn_status nni_leace_sides(nn_leace *m, const double *q, size_t wide, const double *sv,
                                 const double *vt, const nn_alloc *alloc, nn_error *err)
{
    const size_t d = m->d, k = m->rank;
    size_t i, j, t;
    nn_status s = nn_tensor_make2(&m->left, NN_F64, d, k, alloc, err);
    if (s == NN_OK) s = nn_tensor_make2(&m->right, NN_F64, k, d, alloc, err);
    if (s != NN_OK) return s;
    for (i = 0; i < m->rows_rank; i++)
        for (t = 0; t < k; t++) {
            const double w = q[i * wide + t];
            for (j = 0; j < d; j++) {
                nn_f64(&m->left)[j * k + t] += vt[i * d + j] * sv[i] * w;
                nn_f64(&m->right)[t * d + j] += vt[i * d + j] / sv[i] * w;
            }
        }
    return NN_OK;
}
/* centred x = u diag(sv) vt; a = u^T z; its left singular vectors are Q */
NNI_FN nn_status nni_leace_solve(nn_leace *m, const nn_tensor *x, const nn_tensor *z, double *work,
                                 const nn_alloc *alloc, nn_error *err)
{
    const size_t n = m->n, d = m->d, k = z->shape[1], p = n < d ? n : d;
    size_t pk = p < k ? p : k;
    double *u = work, *sv = u + n * p, *vt = sv + p, *a = vt + p * d, *q = a + p * k, *s2 = q + p * pk,
           *zmean = s2 + pk, scale, most = 0.0;
    size_t i;
    nn_status s;
    for (i = 0; i < n * d; i++) if (fabs(nn_f64(x)[i]) > most) most = fabs(nn_f64(x)[i]);
    nni_center(nn_f64(x), nn_f64(&m->mean), n, d);
    nni_center(nn_f64(z), zmean, n, k);
    scale = nni_sqrt(nn_dot_f64(nn_f64(z), nn_f64(z), n * k));
    s = nn_svd(u, sv, vt, nn_f64(x), n, d, alloc, err);
    if (s == NN_OK) s = nn_gemm_f64(p, k, n, 1.0, u, p, 1, nn_f64(z), k, 0, 0.0, a, k, 1, err);
    if (s != NN_OK) return s;
    if (sv[0] > most) most = sv[0];      /* what rounding leaves of a column is no column */
    while (m->rows_rank < p && sv[m->rows_rank] > m->tolerance * most) m->rows_rank++;
    s = nn_svd(q, s2, NULL, a, m->rows_rank, k, alloc, err);
    if (s != NN_OK) return s;
    pk = m->rows_rank < k ? m->rows_rank : k;
    while (m->rank < pk && s2[m->rank] > m->tolerance * scale) m->rank++;
    return nni_leace_sides(m, q, pk, sv, vt, alloc, err);
}
NN_DEF nn_status nn_leace_fit(nn_leace *m, const nn_tensor *x, const nn_tensor *z, double tolerance,
                              const nn_alloc *alloc, nn_error *err)
{
    nn_tensor xc = NN_ZERO, zc = NN_ZERO;
    size_t n, d, k, p, bytes = 0, part;
    double *work;
    nn_status s;
    int fits;
    if (x->ndim != 2 || z->ndim != 2 || (x->dtype != NN_F32 && x->dtype != NN_F64) ||
        z->dtype != NN_F64 || x->shape[0] != z->shape[0] || !x->shape[0] || !x->shape[1] ||
        !z->shape[1])
        return nn_error_set(err, NN_E_ARG, "nn_leace_fit: expected x [n,d] f32 or f64 and z [n,k] f64");
    if ((s = nn_arithmetic_check("nn_leace_fit", err)) != NN_OK) return s;
    n = m->n = x->shape[0];
    d = m->d = x->shape[1];
    k = z->shape[1];
    p = n < d ? n : d;
    m->rank = m->rows_rank = 0;
    m->tolerance = tolerance > 0.0 ? tolerance : (double)(n > d ? n : d) * 2.220446049250313e-16;
    /* u, sv, vt, a, q, s2 and the means of z */
    fits = nn_size_mul(n, p, &bytes) && nn_size_mul(p, d, &part) && nn_size_add(bytes, part, &bytes) &&
           nn_size_mul(2 * p, k, &part) && nn_size_add(bytes, part, &bytes) &&
           nn_size_add(bytes, 2 * p + 2 * k, &bytes) && nn_size_mul(bytes, sizeof *work, &bytes);
    work = fits ? (double *)nn_mem_alloc(bytes, alloc) : NULL;
    if (!work) return nn_error_set(err, NN_E_NOMEM, "nn_leace_fit: out of memory for %zu x %zu", n, d);
    s = nn_tensor_convert(&xc, x, NN_F64, alloc, err);
    if (s == NN_OK) s = nn_tensor_copy(&zc, z, alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&m->mean, NN_F64, d, alloc, err);
    if (s == NN_OK) s = nni_leace_solve(m, &xc, &zc, work, alloc, err);
    nn_mem_free(work, bytes, alloc);
    nn_tensor_free(&xc);
    nn_tensor_free(&zc);
    if (s != NN_OK) nn_leace_free(m);
    return s;
}
NN_DEF nn_status nn_leace_apply(const nn_leace *m, nn_tensor *x, nn_error *err)
{
    const size_t d = m->d, k = m->rank;
    size_t i, j, t;
    if (x->ndim != 2 || x->dtype != NN_F64 || x->shape[1] != d)
        return nn_error_set(err, NN_E_ARG, "nn_leace_apply: expected x [n,%zu] f64", d);
    for (i = 0; i < x->shape[0]; i++) {
        double *row = nn_f64(x) + i * d;
        for (t = 0; t < k; t++) {
            /* R L = Q^T Q = 1: what one direction takes away, the others do not see */
            const double *r = nn_f64(&m->right) + t * d;
            double along = 0.0;
            for (j = 0; j < d; j++) along += r[j] * (row[j] - nn_f64(&m->mean)[j]);
            for (j = 0; j < d; j++) row[j] -= nn_f64(&m->left)[j * k + t] * along;
        }
    }
    return NN_OK;
}

/* ---- [BILEVEL] ---------------------------------------------------------- */
#define NNI_INNER_ROWS 64

NN_DEF size_t nn_inner_count(const nn_inner *m)
{
    size_t l, in = m->n_in, P = 0, w;
    if (in < 1 || m->n_hidden > NN_INNER_MAX_HIDDEN || in > ((size_t)1 << 24)) return 0;
    for (l = 0; l <= m->n_hidden; l++) {
        size_t out = l < m->n_hidden ? m->hidden[l] : 1;
        if (out < 1 || out > ((size_t)1 << 24) || !nn_size_mul(in, out, &w) || !nn_size_add(w, out, &w) ||
            !nn_size_add(P, w, &P))
            return 0;
        in = out;
    }
    return P;
}
NNI_FN nn_status nni_inner_check(const char *where, const nn_inner *m, nn_error *err)
{
    nn_status s = nn_arithmetic_check(where, err);
    if (s != NN_OK) return s;
    if (nn_inner_count(m) == 0)
        return nn_error_set(err, NN_E_ARG,
                        "%s: expected an inner model with 1 to 2^24 inputs and at most %d hidden "
                        "layers of width 1 or more",
                        where, NN_INNER_MAX_HIDDEN);
    switch (m->act) {
    case NN_ACT_DEFAULT:
    case NN_ACT_RELU:
    case NN_ACT_TANH:
    case NN_ACT_SIGMOID:
    case NN_ACT_SILU:
    case NN_ACT_IDENTITY: return NN_OK;
    default:
        return nn_error_set(err, NN_E_UNSUPPORTED,
                        "%s: inner models know relu, tanh, sigmoid, silu and identity, got %s",
                        where, nn_act_name(m->act));
    }
}
NN_DEF nn_status nn_inner_init(double *theta, const nn_inner *m, uint64_t seed, nn_error *err)
{
    size_t l, in = m->n_in, i;
    nn_status s = nni_inner_check("nn_inner_init", m, err);
    if (s != NN_OK) return s;
    for (l = 0; l <= m->n_hidden; l++) {
        const size_t out = l < m->n_hidden ? m->hidden[l] : 1;
        const double b = 1.0 / nni_sqrt((double)in);
        nn_rng g = nn_rng_make(seed, NN_STREAM_INIT, l);
        for (i = 0; i < in * out + out; i++) *theta++ = b * (2.0 * nn_rng_f64(&g) - 1.0);
        in = out;
    }
    return NN_OK;
}

/* Scratch of one chunk. Layer l has width n[l+1]; a[l] its input values [rows, n[l]]; d1, d2 the
 * activation's derivatives at its pre-activations; ra the tangents of a; e, re the errors dL/dpre
 * and their tangents. */
typedef struct nni_pass {
    const nn_inner *m;
    size_t L, n[NN_INNER_MAX_HIDDEN + 2];
    double *a[NN_INNER_MAX_HIDDEN + 2], *ra[NN_INNER_MAX_HIDDEN + 2], *d1[NN_INNER_MAX_HIDDEN + 2],
        *d2[NN_INNER_MAX_HIDDEN + 2], *rpre[NN_INNER_MAX_HIDDEN + 2];
    double *e, *re, *e2, *re2, *z, *rz, *prob;
} nni_pass;
NNI_FN size_t nni_pass_words(const nn_inner *m)
{
    size_t l, words = 0, widest = 1;
    for (l = 0; l < m->n_hidden; l++) {
        words += 5 * NNI_INNER_ROWS * m->hidden[l];
        if (m->hidden[l] > widest) widest = m->hidden[l];
    }
    return words + NNI_INNER_ROWS * (4 * widest + 3);
}
NNI_FN void nni_pass_make(nni_pass *p, const nn_inner *m, double *mem)
{
    size_t l, widest = 1;
    memset(p, 0, sizeof *p);
    p->m = m;
    p->L = m->n_hidden + 1;
    p->n[0] = m->n_in;
    for (l = 0; l < m->n_hidden; l++) {
        const size_t w = NNI_INNER_ROWS * m->hidden[l];
        p->n[l + 1] = m->hidden[l];
        if (m->hidden[l] > widest) widest = m->hidden[l];
        p->a[l + 1] = nni_next(&mem, w);
        p->ra[l + 1] = nni_next(&mem, w);
        p->d1[l + 1] = nni_next(&mem, w);
        p->d2[l + 1] = nni_next(&mem, w);
        p->rpre[l + 1] = nni_next(&mem, w);
    }
    p->n[p->L] = 1;
    p->e = nni_next(&mem, NNI_INNER_ROWS * widest);
    p->re = nni_next(&mem, NNI_INNER_ROWS * widest);
    p->e2 = nni_next(&mem, NNI_INNER_ROWS * widest);
    p->re2 = nni_next(&mem, NNI_INNER_ROWS * widest);
    p->z = nni_next(&mem, NNI_INNER_ROWS);
    p->rz = nni_next(&mem, NNI_INNER_ROWS);
    p->prob = mem;
}
/* value, first and second derivative of the activation */
NNI_FN void nni_act2(nn_act act, double x, double *y, double *d1, double *d2)
{
    double s;
    switch (act) {
    case NN_ACT_TANH:     *y = nn_tanh(x); *d1 = 1.0 - *y * *y; *d2 = -2.0 * *y * *d1; break;
    case NN_ACT_SIGMOID:  *y = nn_sigmoid(x); *d1 = *y * (1.0 - *y); *d2 = *d1 * (1.0 - 2.0 * *y); break;
    case NN_ACT_SILU:
        s = nn_sigmoid(x);
        *y = x * s;
        *d1 = s * (1.0 + x * (1.0 - s));
        *d2 = s * (1.0 - s) * (2.0 + x * (1.0 - 2.0 * s));
        break;
    case NN_ACT_IDENTITY: *y = x; *d1 = 1.0; *d2 = 0.0; break;
    default:              *y = x > 0.0 ? x : 0.0; *d1 = x > 0.0 ? 1.0 : 0.0; *d2 = 0.0; break;
    }
}
/* What one pass over the rows should give; NULL = not wanted. */
typedef struct nni_want {
    double *value;                 /* sum_i w_i loss_i scale  */
    double *grad, *hv;             /* [P] overwritten: sums of gradients and of Hessians times v */
    double *score, *each, *tangent;/* [n]  */
    const double *v;               /* [P] direction, for hv and tangent  */
    const double *dscore;          /* [n] use this as dL/dscore instead of the loss (grad only)  */
} nni_want;
/* loss of a score, and where only derivatives are wanted g = dloss/dz, h = d2loss/dz2; prob = sigmoid(z) */
NNI_FN double nni_score_loss(nn_inner_loss kind, double z, double y)
{
    return kind == NN_INNER_BCE ?
               (z > 0.0 ? z : 0.0) + nn_log1p(nn_exp(z >= 0.0 ? -z : z)) - y * z :
               (z - y) * (z - y);
}
/* activation and its two derivatives over n values, in place */
NNI_FN void nni_acts2(nn_act act, double *y, double *d1, double *d2, size_t n)
{
    size_t i;
    if (act == NN_ACT_RELU || act == NN_ACT_DEFAULT)
        for (i = 0; i < n; i++) {
            const int on = y[i] > 0.0;
            d1[i] = on ? 1.0 : 0.0;
            d2[i] = 0.0;
            y[i] = on ? y[i] : 0.0;
        }
    else for (i = 0; i < n; i++) nni_act2(act, y[i], &y[i], &d1[i], &d2[i]);
}
/* c [m,n] = a [m,k] b (+ c): b [k,n], or [n,k] when tb; a [k,m] when ta. One thread. */
typedef struct nni_f64_side { const double *p; int turned; } nni_f64_side;
typedef struct nni_sizes { size_t m, n, k; } nni_sizes;
NNI_FN nni_f64_side nni_side(const double *p, int turned)
{
    nni_f64_side side;
    side.p = p;
    side.turned = turned;
    return side;
}
NNI_FN nni_sizes nni_mnk(size_t m, size_t n, size_t k)
{
    nni_sizes z;
    z.m = m;
    z.n = n;
    z.k = k;
    return z;
}
NNI_FN nn_status nni_mul64(double *c, nni_f64_side a, nni_f64_side b, nni_sizes z, int add)
{
    return nn_gemm_f64(z.m, z.n, z.k, 1.0, a.p, 0, a.turned, b.p, 0, b.turned, add ? 1.0 : 0.0, c,
                       z.n, 1, NULL);
}
NNI_FN void nni_add_rows(double *x, const double *b, size_t rows, size_t n)
{
    size_t i, j;
    for (i = 0; i < rows; i++) for (j = 0; j < n; j++) x[i * n + j] += b[j];
}
/* out[j] (+)= sum over rows, ascending */
NNI_FN void nni_add_cols(double *out, const double *x, size_t rows, size_t n, int add)
{
    size_t i, j;
    if (!add) for (j = 0; j < n; j++) out[j] = 0.0;
    for (i = 0; i < rows; i++) for (j = 0; j < n; j++) out[j] += x[i * n + j];
}
/* Fails only when a wide product finds no memory to pack in. */
NNI_FN nn_status nni_pass_run(nni_pass *p, const nni_want *want, const double *theta,
                              const nn_inner_data *d, double scale)
{
    const size_t L = p->L;
    const double *tw[NN_INNER_MAX_HIDDEN + 1], *tv[NN_INNER_MAX_HIDDEN + 1];
    const int back = want->grad || want->hv, tangents = want->v != NULL;
    nni_acc total = NN_ZERO;
    nn_status s = NN_OK;
    size_t l, i, r0, offset = 0;
    for (l = 0; l < L; l++) {
        tw[l] = theta + offset;
        tv[l] = tangents ? want->v + offset : NULL;
        offset += p->n[l] * p->n[l + 1] + p->n[l + 1];
    }
    for (r0 = 0; r0 < d->n; r0 += NNI_INNER_ROWS) {
        const size_t rows = d->n - r0 < NNI_INNER_ROWS ? d->n - r0 : NNI_INNER_ROWS;
        const double *in = d->x + r0 * p->n[0], *rin = NULL;
        /* hidden layers: pre = in W^T + b;  tangent: rpre = rin W^T + in V^T + vb */
        for (l = 0; l + 1 < L; l++) {
            const size_t ni = p->n[l], no = p->n[l + 1];
            double *pre = p->a[l + 1], *rp = p->rpre[l + 1];
            s = (nn_status)(s | nni_mul64(pre, nni_side(in, 0), nni_side(tw[l], 1),
                                          nni_mnk(rows, no, ni), 0));
            nni_add_rows(pre, tw[l] + ni * no, rows, no);
            nni_acts2(p->m->act, pre, p->d1[l + 1], p->d2[l + 1], rows * no);
            if (tangents) {
                s = (nn_status)(s | nni_mul64(rp, nni_side(in, 0), nni_side(tv[l], 1),
                                              nni_mnk(rows, no, ni), 0));
                if (rin) s = (nn_status)(s | nni_mul64(rp, nni_side(rin, 0), nni_side(tw[l], 1),
                                                       nni_mnk(rows, no, ni), 1));
                nni_add_rows(rp, tv[l] + ni * no, rows, no);
                for (i = 0; i < rows * no; i++) p->ra[l + 1][i] = p->d1[l + 1][i] * rp[i];
            }
            in = pre;
            rin = tangents ? p->ra[l + 1] : NULL;
        }
        /* output layer: one score per row */
        {
            const size_t ni = p->n[L - 1];
            s = (nn_status)(s | nni_mul64(p->z, nni_side(tw[L - 1], 0), nni_side(in, 1),
                                          nni_mnk(1, rows, ni), 0));
            for (i = 0; i < rows; i++) p->z[i] += tw[L - 1][ni];
            if (tangents) {
                s = (nn_status)(s | nni_mul64(p->rz, nni_side(tv[L - 1], 0), nni_side(in, 1),
                                              nni_mnk(1, rows, ni), 0));
                if (rin) s = (nn_status)(s | nni_mul64(p->rz, nni_side(tw[L - 1], 0),
                                                       nni_side(rin, 1), nni_mnk(1, rows, ni), 1));
                for (i = 0; i < rows; i++) p->rz[i] += tv[L - 1][ni];
            }
        }
        /* loss, its derivatives in the score */
        if (p->m->loss == NN_INNER_BCE) nni_vprob_for(nni_isa())(p->prob, p->z, rows);
        for (i = 0; i < rows; i++) {
            const size_t row = r0 + i;
            const double z = p->z[i], y = d->y ? d->y[row] : 0.0,
                         wgt = (d->weight ? d->weight[row] : 1.0) * scale, q = p->prob[i];
            const double g = p->m->loss == NN_INNER_BCE ? q - y : 2.0 * (z - y),
                         h = p->m->loss == NN_INNER_BCE ? q * (1.0 - q) : 2.0;
            if (want->value || want->each) {
                const double loss = nni_score_loss(p->m->loss, z, y);
                if (want->each) want->each[row] = loss;
                if (want->value) nni_acc_add(&total, wgt * loss);
            }
            if (want->score) want->score[row] = z;
            if (tangents && want->tangent) want->tangent[row] = g * p->rz[i];
            p->e[i] = want->dscore ? want->dscore[row] : wgt * g;
            if (tangents) p->re[i] = wgt * h * p->rz[i];
        }
        if (!back) continue;
        /* backwards: grad W += e^T in;  hv W += re^T in + e^T rin;  e_below = (e W) d1;  re_below =
         * (re W + e V) d1 + (e W) d2 rpre */
        for (l = L; l-- > 0;) {
            const size_t ni = p->n[l], no = p->n[l + 1], base = (size_t)(tw[l] - theta);
            const double *x = l ? p->a[l] : d->x + r0 * ni, *rx = l && tangents ? p->ra[l] : NULL;
            double *swap;
            if (want->grad) {
                s = (nn_status)(s | nni_mul64(want->grad + base, nni_side(p->e, 1), nni_side(x, 0),
                                              nni_mnk(no, ni, rows), r0 > 0));
                nni_add_cols(want->grad + base + ni * no, p->e, rows, no, r0 > 0);
            }
            if (want->hv) {
                s = (nn_status)(s | nni_mul64(want->hv + base, nni_side(p->re, 1), nni_side(x, 0),
                                              nni_mnk(no, ni, rows), r0 > 0));
                if (rx) s = (nn_status)(s | nni_mul64(want->hv + base, nni_side(p->e, 1),
                                                      nni_side(rx, 0), nni_mnk(no, ni, rows), 1));
                nni_add_cols(want->hv + base + ni * no, p->re, rows, no, r0 > 0);
            }
            if (l == 0) break;
            s = (nn_status)(s | nni_mul64(p->e2, nni_side(p->e, 0), nni_side(tw[l], 0),
                                          nni_mnk(rows, ni, no), 0));
            if (want->hv) {
                s = (nn_status)(s | nni_mul64(p->re2, nni_side(p->re, 0), nni_side(tw[l], 0),
                                              nni_mnk(rows, ni, no), 0));
                s = (nn_status)(s | nni_mul64(p->re2, nni_side(p->e, 0), nni_side(tv[l], 0),
                                              nni_mnk(rows, ni, no), 1));
                for (i = 0; i < rows * ni; i++)
                    p->re2[i] = p->re2[i] * p->d1[l][i] + p->e2[i] * p->d2[l][i] * p->rpre[l][i];
            }
            for (i = 0; i < rows * ni; i++) p->e2[i] *= p->d1[l][i];
            swap = p->e;
            p->e = p->e2;
            p->e2 = swap;
            swap = p->re;
            p->re = p->re2;
            p->re2 = swap;
        }
    }
    if (want->value) *want->value = nni_acc_get(&total);
    return s == NN_OK ? NN_OK : NN_E_NOMEM;
}
/* The same for a model without hidden layers, all rows at once on the transposed table xt [n_in,
 * n]: with z = theta X^T, rz = v X^T,
 *   grad = sum_i w_i g_i x_i,   hv = sum_i w_i h_i rz_i x_i: no Hessian is ever formed. mem: 3 n +
 *                               2 n_in words. */
typedef struct nni_linear_room { const double *xt; double scale, *mem; } nni_linear_room;
NNI_FN nn_status nni_linear_run(const nn_inner *m, const nni_want *want, const double *theta,
                                const nn_inner_data *d, const nni_linear_room *room)
{
    const size_t n = d->n, k = m->n_in;
    const double *xt = room->xt, scale = room->scale;
    double *z = room->mem, *rz = z + n, *prob = z + 2 * n, *pair = z + 3 * n;
    nn_status s;
    size_t i;
    memcpy(pair, theta, k * sizeof *pair);
    if (want->v) memcpy(pair + k, want->v, k * sizeof *pair);
    s = nni_mul64(z, nni_side(pair, 0), nni_side(xt, 0), nni_mnk(want->v ? 2 : 1, n, k), 0);
    for (i = 0; i < n; i++) z[i] += theta[k];
    if (want->value) {
        nni_acc total = NN_ZERO;
        for (i = 0; i < n; i++)
            nni_acc_add(&total, (d->weight ? d->weight[i] : 1.0) * scale *
                                       nni_score_loss(m->loss, z[i], d->y[i]));
        *want->value = nni_acc_get(&total);
    }
    if (m->loss == NN_INNER_BCE) {
        nni_vprob_for(nni_isa())(prob, z, n);
        for (i = 0; i < n; i++) z[i] = prob[i] - d->y[i];                        /* g */
        if (want->v) for (i = 0; i < n; i++) prob[i] = prob[i] * (1.0 - prob[i]);  /* h */
    } else for (i = 0; i < n; i++) { z[i] = 2.0 * (z[i] - d->y[i]); prob[i] = 2.0; }
    if (want->v) for (i = 0; i < n; i++) rz[i] += want->v[k];
    if (want->tangent) for (i = 0; i < n; i++) want->tangent[i] = z[i] * rz[i];
    if (want->grad) {
        if (d->weight)
            for (i = 0; i < n; i++) z[i] *= d->weight[i] * scale;
        else
            for (i = 0; i < n; i++) z[i] *= scale;
        s = (nn_status)(s | nni_mul64(want->grad, nni_side(z, 0), nni_side(d->x, 0),
                                      nni_mnk(1, k, n), 0));
        want->grad[k] = nn_sum_f64(z, n);
    }
    if (want->hv) {
        if (d->weight)
            for (i = 0; i < n; i++) rz[i] *= prob[i] * (d->weight[i] * scale);
        else
            for (i = 0; i < n; i++) rz[i] *= prob[i] * scale;
        s = (nn_status)(s | nni_mul64(want->hv, nni_side(rz, 0), nni_side(d->x, 0),
                                      nni_mnk(1, k, n), 0));
        want->hv[k] = nn_sum_f64(rz, n);
    }
    return s == NN_OK ? NN_OK : NN_E_NOMEM;
}
NNI_FN nn_status nni_inner_call(const char *where, const nni_want *want, const nn_inner *m,
                                const double *theta, const nn_inner_data *d, const nn_alloc *alloc,
                                nn_error *err)
{
    nni_pass p;
    size_t bytes;
    double *mem;
    nn_status s = nni_inner_check(where, m, err);
    if (s != NN_OK) return s;
    if (d->n < 1) return nn_error_set(err, NN_E_ARG, "%s: expected at least one row, got 0", where);
    bytes = nni_pass_words(m) * sizeof *mem;
    mem = (double *)nn_mem_alloc(bytes, alloc);
    if (!mem) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory, %zu bytes wanted", where, bytes);
    nni_pass_make(&p, m, mem);
    s = nni_pass_run(&p, want, theta, d, 1.0 / (double)d->n);
    nn_mem_free(mem, bytes, alloc);
    return s == NN_OK ? NN_OK : nn_error_set(err, s, "%s: out of memory for a product", where);
}
NN_DEF nn_status nn_inner_loss_grad(double *value, double *grad, double *score, double *each,
                                    const nn_inner *m, const double *theta, const nn_inner_data *d,
                                    const nn_alloc *alloc, nn_error *err)
{
    nni_want w = NN_ZERO;
    w.value = value;
    w.grad = grad;
    w.score = score;
    w.each = each;
    return nni_inner_call("nn_inner_loss_grad", &w, m, theta, d, alloc, err);
}
NN_DEF nn_status nn_inner_hvp(double *hv, double *tangent, const nn_inner *m, const double *theta,
                              const double *v, const nn_inner_data *d, const nn_alloc *alloc,
                              nn_error *err)
{
    nni_want w = NN_ZERO;
    w.hv = hv;
    w.tangent = tangent;
    w.v = v;
    return nni_inner_call("nn_inner_hvp", &w, m, theta, d, alloc, err);
}
/* States on the way: theta and u at the start of every stretch of `span` steps, and every theta
 * inside the stretch in hand. */
NNI_FN void nni_bilevel_plan(const nn_bilevel_desc *d, size_t *steps, size_t *stretches, size_t *span)
{
    size_t k = d->steps ? d->steps : 5, keep = d->keep;
    if (keep == 0) for (keep = 1; keep * keep < k; keep++) {}
    if (keep > k) keep = k;
    *steps = k;
    *span = (k + keep - 1) / keep;
    *stretches = (k + *span - 1) / *span;
}
NNI_FN int nni_bilevel_words(const nn_bilevel_desc *d, size_t n_support, size_t n_query, size_t *words)
{
    size_t P = nn_inner_count(&d->model), steps, stretches, span, w, n;
    nni_bilevel_plan(d, &steps, &stretches, &span);
    /* stretch starts (theta, u), thetas of one stretch, then theta u g bt bu hv, per-row weights
     * and tangents, query scores */
    if (!nn_size_add(2 * stretches, span, &w) || !nn_size_add(w, 6, &w) || !nn_size_mul(w, P, &w)) return 0;
    if (!nn_size_mul(n_support, 2, &n) || !nn_size_add(w, n, &w) || !nn_size_mul(n_query, 2, &n) ||
        !nn_size_add(w, n, &w))
        return 0;
    if (d->model.n_hidden == 0 && (!nn_size_add(d->model.n_in, 3, &n) || !nn_size_mul(n_support, n, &n) ||
                                   !nn_size_add(w, n, &w) || !nn_size_add(w, 2 * d->model.n_in, &w)))
        return 0;
    return nn_size_add(w, nni_pass_words(&d->model), words);
}
NN_DEF size_t nn_bilevel_bytes(const nn_bilevel_desc *d, size_t n_support, size_t n_query)
{
    size_t words, bytes;
    if (nn_inner_count(&d->model) == 0 || !nni_bilevel_words(d, n_support, n_query, &words) ||
        !nn_size_mul(words, sizeof(double), &bytes))
        return 0;
    return bytes;
}
/* One call of nn_bilevel_run: its sizes, its rooms in one block, and what it found. */
typedef struct nni_bilevel {
    const nn_bilevel_desc *d;
    const nn_inner_data *query;        /* NULL = only d->outer */
    nn_inner_data support;             /* weight = live where d->weights gives them */
    size_t P, K, stretches, span;      /* parameters, inner steps; see nni_bilevel_plan */
    int wanted;                        /* is any derivative asked for? */
    double lr, scale;                  /* scale = 1 / support rows: the inner loss is a mean */
    double *starts, *inside;           /* [2 stretches, P], [span, P] */
    double *theta, *u, *g, *bt, *bu, *hv;                  /* [P] each */
    double *live, *tangent;            /* [support rows] */
    double *score, *dscore;            /* [query rows] */
    double *rowmem;                    /* no hidden layer: room of nni_linear_run; else NULL */
    const double *xt;                  /* the support's features by column, for the same */
    nni_pass pass;
    nn_bilevel_result r;
} nni_bilevel;

/* carves the block of nni_bilevel_words doubles */
NNI_FN void nni_bilevel_rooms(nni_bilevel *b, double *mem)
{
    const size_t n = b->support.n, n_in = b->d->model.n_in;
    const size_t n_query = b->query ? b->query->n : 0;
    size_t i, k, c;
    b->starts = nni_next(&mem, 2 * b->stretches * b->P);
    b->inside = nni_next(&mem, b->span * b->P);
    b->theta = nni_next(&mem, b->P);
    b->u = nni_next(&mem, b->P);
    b->g = nni_next(&mem, b->P);
    b->bt = nni_next(&mem, b->P);
    b->bu = nni_next(&mem, b->P);
    b->hv = nni_next(&mem, b->P);
    b->live = nni_next(&mem, n);
    b->tangent = nni_next(&mem, n);
    b->score = nni_next(&mem, n_query);
    b->dscore = nni_next(&mem, n_query);
    b->xt = b->support.xt;
    if (b->d->model.n_hidden == 0) {
        b->rowmem = nni_next(&mem, 3 * n + 2 * n_in);
        if (!b->xt) {
            for (c = 0; c < n; c += 8)
                for (k = 0; k < n_in; k++)
                    for (i = c; i < n && i < c + 8; i++)
                        mem[k * n + i] = b->support.x[i * n_in + k];
            b->xt = mem;
        }
        mem += n * n_in;
    }
    nni_pass_make(&b->pass, &b->d->model, mem);
    if (b->d->weights) b->support.weight = b->live;
}
/* what `want` names of the inner loss at theta, with the weights of step k */
NNI_FN nn_status nni_bilevel_inner(nni_bilevel *b, const nni_want *want, size_t k, const double *theta)
{
    const nn_bilevel_desc *d = b->d;
    if (d->weights) d->weights(b->live, k, theta, d->user);
    if (b->rowmem) {
        nni_linear_room room;
        room.xt = b->xt;
        room.scale = b->scale;
        room.mem = b->rowmem;
        return nni_linear_run(&d->model, want, theta, &b->support, &room);
    }
    return nni_pass_run(&b->pass, want, theta, &b->support, b->scale);
}
/* one inner step: u = momentum u + g + wd theta, theta -= lr u */
NNI_FN void nni_inner_step(nni_bilevel *b)
{
    const double momentum = b->d->momentum, wd = b->d->weight_decay, lr = b->lr;
    double *theta = b->theta, *u = b->u;
    size_t i;
    for (i = 0; i < b->P; i++) {
        double gi = b->g[i] + wd * theta[i];
        u[i] = momentum * u[i] + gi;
        theta[i] -= lr * u[i];
    }
}
/* K inner steps from theta0; theta and u are kept at the start of each stretch */
NNI_FN nn_status nni_bilevel_forward(nni_bilevel *b, const double *theta0, nn_error *err)
{
    const nn_bilevel_desc *d = b->d;
    const size_t P = b->P;
    size_t i, k;
    for (i = 0; i < P; i++) { b->theta[i] = theta0[i]; b->u[i] = 0.0; }
    for (k = 0; k < b->K; k++) {
        double value = 0.0, big = 0.0;
        nni_want want = NN_ZERO;
        nn_status s;
        if (k % b->span == 0) {
            double *start = b->starts + 2 * (k / b->span) * P;
            memcpy(start, b->theta, P * sizeof *start);
            memcpy(start + P, b->u, P * sizeof *start);
        }
        want.grad = b->g;
        if (!d->no_losses && (k == 0 || k + 1 == b->K)) want.value = &value;
        if ((s = nni_bilevel_inner(b, &want, k, b->theta)) != NN_OK) return s;
        if (k == 0) b->r.first_loss = d->no_losses ? nni_nan() : value;
        if (k + 1 == b->K) b->r.last_loss = d->no_losses ? nni_nan() : value;
        nni_inner_step(b);
        for (i = 0; i < P; i++) big += fabs(b->theta[i]);
        if (!(big - big == 0.0))
            return nn_error_set(err, NN_E_NONFINITE,
                "nn_bilevel_run: inner step %zu left the finite numbers; lower the inner rate (%g)",
                k, b->lr);
    }
    return NN_OK;
}
/* the gap of the mean positive rates of two groups, from the query's scores, into r;
 * returns d(lambda penalty) / d gap */
NNI_FN double nni_bilevel_gap(nni_bilevel *b, size_t in[2])
{
    const nn_bilevel_desc *d = b->d;
    const nn_inner_data *query = b->query;
    nni_acc ms[2];
    double m[2], gap;
    size_t i;
    memset(ms, 0, sizeof ms);
    for (i = 0; i < query->n; i++) {
        const int gz = query->z[i] != 0;
        nni_acc_add(&ms[gz], nn_sigmoid(b->score[i]));
        in[gz]++;
    }
    if (!in[0] || !in[1]) return 0.0;
    m[0] = nni_acc_get(&ms[0]) / (double)in[0];
    m[1] = nni_acc_get(&ms[1]) / (double)in[1];
    gap = m[1] - m[0];
    b->r.fair_gap = gap;
    if (d->lambda_fair == 0.0) return 0.0;
    b->r.outer += d->lambda_fair * (d->fair_square ? gap * gap : fabs(gap));
    if (d->fair_square) return d->lambda_fair * (2.0 * gap);
    return d->lambda_fair * (gap > 0.0 ? 1.0 : gap < 0.0 ? -1.0 : 0.0);
}
/* the outer value at theta_K, and bt = dL/dtheta_K where wanted */
NNI_FN nn_status nni_bilevel_outer(nni_bilevel *b)
{
    const nn_bilevel_desc *d = b->d;
    const nn_inner_data *query = b->query;
    const int bce = d->model.loss == NN_INNER_BCE;
    size_t i, in[2] = { 0, 0 };
    double pull = 0.0, n;
    nni_want want = NN_ZERO, back = NN_ZERO;
    nn_status s;
    b->r.fair_gap = nni_nan();
    if (!query) { b->r.outer = 0.0; return NN_OK; }
    n = (double)query->n;
    want.score = b->score;
    want.value = &b->r.query_loss;
    if ((s = nni_pass_run(&b->pass, &want, b->theta, query, 1.0 / n)) != NN_OK) return s;
    b->r.outer = b->r.query_loss;
    if (query->z) pull = nni_bilevel_gap(b, in);
    if (!b->wanted) return NN_OK;
    for (i = 0; i < query->n; i++) {
        const double w = (query->weight ? query->weight[i] : 1.0) / n;
        const double p = bce || pull != 0.0 ? nn_sigmoid(b->score[i]) : 0.0;
        b->dscore[i] = w * (bce ? p - query->y[i] : 2.0 * (b->score[i] - query->y[i]));
        if (pull != 0.0)
            b->dscore[i] += pull * p * (1.0 - p) *
                            (query->z[i] ? 1.0 / (double)in[1] : -1.0 / (double)in[0]);
    }
    back.dscore = b->dscore;
    back.grad = b->bt;
    return nni_pass_run(&b->pass, &back, b->theta, query, 1.0);
}
/* theta before each of the steps [k0, k1) of stretch c, made again into `inside` */
NNI_FN nn_status nni_bilevel_again(nni_bilevel *b, size_t c, size_t k0, size_t k1)
{
    const size_t P = b->P;
    size_t k;
    nni_want want = NN_ZERO;
    want.grad = b->g;
    memcpy(b->theta, b->starts + 2 * c * P, P * sizeof *b->theta);
    memcpy(b->u, b->starts + (2 * c + 1) * P, P * sizeof *b->u);
    for (k = k0; k < k1; k++) {
        nn_status s;
        memcpy(b->inside + (k - k0) * P, b->theta, P * sizeof *b->theta);
        if (k + 1 == k1) break;
        if ((s = nni_bilevel_inner(b, &want, k, b->theta)) != NN_OK) return s;
        nni_inner_step(b);
    }
    return NN_OK;
}
/* One step backward.
 * forward: u' = mu u + g(theta, w) + wd theta;  theta' = theta - lr u'
 * so, with bt = dL/dtheta', bu = dL/du':
 *   bu -= lr bt;  dL/dtheta = bt + (H + wd) bu;  dL/du = mu bu
 *   dL/dw_i = scale <gradient of loss_i, bu> */
NNI_FN nn_status nni_bilevel_back(nni_bilevel *b, size_t k, const double *at, double *dweight)
{
    const nn_bilevel_desc *d = b->d;
    const size_t P = b->P, n = b->support.n;
    size_t i;
    nni_want want = NN_ZERO;
    nn_status s;
    for (i = 0; i < P; i++) b->bu[i] -= b->lr * b->bt[i];
    want.v = b->bu;
    want.tangent = b->tangent;
    if (d->order != NN_ORDER_FIRST) want.hv = b->hv;
    if ((s = nni_bilevel_inner(b, &want, k, at)) != NN_OK) return s;
    for (i = 0; i < n; i++) b->tangent[i] *= b->scale;
    if (dweight) for (i = 0; i < n; i++) dweight[i] += b->tangent[i];
    /* the decay's Jacobian is no Hessian: first order keeps it */
    for (i = 0; i < P; i++)
        b->bt[i] += (d->order != NN_ORDER_FIRST ? b->hv[i] : 0.0) + d->weight_decay * b->bu[i];
    if (d->weights_back) d->weights_back(b->bt, b->tangent, k, at, d->user);
    for (i = 0; i < P; i++) b->bu[i] *= d->momentum;
    return NN_OK;
}
/* bt from theta_K to theta_0, stretch by stretch; dweight [support rows] is summed over the steps */
NNI_FN nn_status nni_bilevel_backward(nni_bilevel *b, double *dweight)
{
    size_t i, k, c;
    nn_status s;
    for (i = 0; i < b->P; i++) b->bu[i] = 0.0;
    if (dweight) for (i = 0; i < b->support.n; i++) dweight[i] = 0.0;
    for (c = b->stretches; c-- > 0;) {
        const size_t k0 = c * b->span, k1 = k0 + b->span < b->K ? k0 + b->span : b->K;
        if ((s = nni_bilevel_again(b, c, k0, k1)) != NN_OK) return s;
        for (k = k1; k-- > k0;) {
            s = nni_bilevel_back(b, k, b->inside + (k - k0) * b->P, dweight);
            if (s != NN_OK || b->d->order == NN_ORDER_ONE_STEP) return s;
        }
    }
    return NN_OK;
}
NN_DEF nn_status nn_bilevel_run(nn_bilevel_result *result, double *dweight, double *dtheta0,
                                double *theta_end, const double *theta0,
                                const nn_inner_data *support, const nn_inner_data *query,
                                const nn_bilevel_desc *d, nn_error *err)
{
    nni_bilevel b;
    size_t words, bytes, i;
    double *block;
    nn_status s = nni_inner_check("nn_bilevel_run", &d->model, err);
    if (s != NN_OK) return s;
    if (support->n < 1 || (query ? query->n < 1 : !d->outer))
        return nn_error_set(err, NN_E_ARG,
            "nn_bilevel_run: expected at least one support row and one query row (or outer)");
    if (!(d->momentum >= 0.0 && d->momentum < 1.0))
        return nn_error_set(err, NN_E_ARG, "nn_bilevel_run: momentum must be in [0, 1), got %g",
                        d->momentum);
    memset(&b, 0, sizeof b);
    b.d = d;
    b.query = query;
    b.support = *support;
    b.P = nn_inner_count(&d->model);
    b.lr = d->lr > 0.0 ? d->lr : 0.01;
    b.wanted = dweight || dtheta0 || d->weights_back;
    b.scale = 1.0 / (double)support->n;
    nni_bilevel_plan(d, &b.K, &b.stretches, &b.span);
    if (!nni_bilevel_words(d, support->n, query ? query->n : 0, &words) ||
        !nn_size_mul(words, sizeof(double), &bytes) ||
        (block = (double *)nn_mem_alloc(bytes, &d->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM,
                        "nn_bilevel_run: out of memory for %zu parameters, %zu support rows", b.P,
                        support->n);
    b.r.bytes = bytes;
    nni_bilevel_rooms(&b, block);
    s = nni_bilevel_forward(&b, theta0, err);
    if (s == NN_OK) s = nni_bilevel_outer(&b);
    if (s == NN_OK && theta_end) memcpy(theta_end, b.theta, b.P * sizeof *theta_end);
    if (s == NN_OK && d->outer) {
        b.r.outer += d->outer(b.hv, b.theta, d->user);
        for (i = 0; i < b.P; i++) b.bt[i] = query && b.wanted ? b.bt[i] + b.hv[i] : b.hv[i];
    }
    if (s == NN_OK && b.wanted) s = nni_bilevel_backward(&b, dweight);
    if (s == NN_OK && dtheta0) memcpy(dtheta0, b.bt, b.P * sizeof *dtheta0);
    nn_mem_free(block, bytes, &d->alloc);
    if (s == NN_OK && result) *result = b.r;
    return s == NN_E_NOMEM ? nn_error_set(err, s, "nn_bilevel_run: out of memory for a product") : s;
}

/* Rows x parameters below which one thread is kept. Measured (build/bench_threads): at 2e4 (90 us)
 * two are 1.9 times one, the team awake or not. */
#ifndef NNI_MAML_PARALLEL
#define NNI_MAML_PARALLEL 2e4
#endif
NN_DEF nn_status nn_maml_grad(double *value, double *dtheta, const double *theta,
                              const nn_maml_task *tasks, size_t n_tasks, const nn_bilevel_desc *d,
                              int threads, nn_error *err)
{
    const size_t P = nn_inner_count(&d->model);
    double *each, *grads = NULL, sum;
    size_t bytes, words, i;
    nn_status s = nni_inner_check("nn_maml_grad", &d->model, err);
    long long t;
    int n_threads = 1;
    if (s != NN_OK) return s;
    if (n_tasks < 1) return nn_error_set(err, NN_E_ARG, "nn_maml_grad: expected at least one task, got 0");
    if (!nn_size_mul(n_tasks, dtheta ? P + 1 : 1, &words) || !nn_size_mul(words, sizeof *each, &bytes) ||
        (each = (double *)nn_mem_alloc(bytes, &d->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM,
                        "nn_maml_grad: out of memory for %zu tasks of %zu parameters", n_tasks, P);
    if (dtheta) grads = each + n_tasks;
    for (sum = 0.0, i = 0; i < n_tasks; i++)
        sum += (double)tasks[i].support.n * 3.0 * (double)(d->steps ? d->steps : 5) +
               (double)tasks[i].query.n;
    if (n_tasks > 1 && sum * (double)P >= NNI_MAML_PARALLEL) n_threads = nn_thread_count(threads);
    NN_OMP(parallel for schedule(dynamic, 1) num_threads(n_threads) if (n_threads > 1))
    for (t = 0; t < (long long)n_tasks; t++) {
        nn_bilevel_result r = NN_ZERO;
        nn_error e = NN_ZERO;
        const nn_status q = nn_bilevel_run(&r, NULL, grads ? grads + (size_t)t * P : NULL, NULL,
                                           theta, &tasks[t].support, &tasks[t].query, d, &e);
        each[t] = r.outer;
        if (q != NN_OK) {
            NN_OMP(critical (nni_maml))
            { if (s == NN_OK) { s = q; if (err) *err = e; } }
        }
    }
    (void)n_threads;
    if (s == NN_OK) {
        for (sum = 0.0, i = 0; i < n_tasks; i++) sum += each[i];
        if (value) *value = sum / (double)n_tasks;
        for (i = 0; dtheta && i < P; i++) {
            for (sum = 0.0, words = 0; words < n_tasks; words++) sum += grads[words * P + i];
            dtheta[i] = sum / (double)n_tasks;
        }
    }
    nn_mem_free(each, bytes, &d->alloc);
    return s;
}
/* ---- selectors */
NNI_FN double nni_bce_p(double p, int64_t y)
{
    double v = y ? p : 1.0 - p;
    /* a certain and wrong model: 27.6 nats, not infinity */
    if (v < 1e-12) v = 1e-12;
    return -nn_log(v);
}
NNI_FN double nni_entropy(double p)
{
    double h = 0.0;
    if (p > 0.0) h -= p * nn_log(p);
    if (p < 1.0) h -= (1.0 - p) * nn_log1p(-p);
    return h;
}
NNI_FN nn_status nni_group_check(const char *where, const int64_t *z, size_t n, size_t groups,
                                 nn_error *err)
{
    size_t i;
    if (groups < 1 || groups > NN_MAX_GROUPS)
        return nn_error_set(err, NN_E_LIMIT, "%s: expected 1 to %d groups, got %zu", where,
                        NN_MAX_GROUPS, groups);
    for (i = 0; i < n; i++)
        if (z[i] < 0 || (uint64_t)z[i] >= groups)
            return nn_error_set(err, NN_E_ARG, "%s: row %zu: expected a group of 0 to %zu, got %lld",
                            where, i, groups - 1, (long long)z[i]);
    return NN_OK;
}
NN_DEF nn_status nn_meta_features(float *out, const double *p, const int64_t *y, const int64_t *z,
                                  size_t n, size_t n_groups, const nn_alloc *alloc, nn_error *err)
{
    const size_t groups = n_groups ? n_groups : 2;
    nni_acc ls[NN_MAX_GROUPS], cs[NN_MAX_GROUPS];
    double ml[NN_MAX_GROUPS], mc[NN_MAX_GROUPS], *loss;
    size_t count[NN_MAX_GROUPS], i, g, bytes, *idx;
    nn_status s = nni_group_check("nn_meta_features", z, n, groups, err);
    if (s != NN_OK) return s;
    if (n < 1) return nn_error_set(err, NN_E_ARG, "nn_meta_features: expected at least one row, got 0");
    for (i = 0; i < n; i++)
        if (!(p[i] >= 0.0 && p[i] <= 1.0) || (y[i] & ~(int64_t)1))
            return nn_error_set(err, NN_E_ARG,
                            "nn_meta_features: row %zu: expected a probability and a label 0 or 1, "
                            "got %g and %lld",
                            i, p[i], (long long)y[i]);
    if (!nn_size_mul(n, 2 * sizeof *idx + sizeof *loss, &bytes) ||
        (idx = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_meta_features: out of memory for %zu rows", n);
    loss = (double *)(void *)(idx + 2 * n);
    memset(ls, 0, sizeof ls);
    memset(cs, 0, sizeof cs);
    for (g = 0; g < groups; g++) count[g] = 0;
    for (i = 0; i < n; i++) {
        loss[i] = nni_bce_p(p[i], y[i]);
        count[z[i]]++;
        nni_acc_add(&ls[z[i]], loss[i]);
        nni_acc_add(&cs[z[i]], p[i] > 0.5 ? p[i] : 1.0 - p[i]);
    }
    for (g = 0; g < groups; g++) {
        ml[g] = count[g] ? nni_acc_get(&ls[g]) / (double)count[g] : 0.0;
        mc[g] = count[g] ? nni_acc_get(&cs[g]) / (double)count[g] : 0.0;
    }
    nni_sort_index(idx, idx + n, loss, n, 0);
    for (i = 0; i < n; i++)
        out[idx[i] * NN_META_FEATURES + 9] = n > 1 ? (float)((double)i / (double)(n - 1)) : 0.0f;
    for (i = 0; i < n; i++) {
        float *f = out + i * NN_META_FEATURES;
        f[0] = (float)loss[i];
        f[1] = (float)(p[i] > 0.5 ? p[i] : 1.0 - p[i]);
        f[2] = (float)nni_entropy(p[i]);
        f[3] = (float)z[i];
        f[4] = (float)ml[z[i]];
        f[5] = (float)mc[z[i]];
        f[6] = p[i] > 0.5 ? 1.0f : 0.0f;
        f[7] = (float)y[i];
        f[8] = (float)fabs(p[i] - 0.5);
    }
    nn_mem_free(idx, bytes, alloc);
    return NN_OK;
}
NN_DEF void nn_meta_features_backward(double *dp, const float *dout, const double *p,
                                      const int64_t *y, const int64_t *z, size_t n, size_t n_groups)
{
    const size_t groups = n_groups ? n_groups : 2;
    double dl[NN_MAX_GROUPS], dc[NN_MAX_GROUPS];
    size_t count[NN_MAX_GROUPS], i, g;
    for (g = 0; g < groups; g++) { dl[g] = dc[g] = 0.0; count[g] = 0; }
    for (i = 0; i < n; i++) {
        count[z[i]]++;
        dl[z[i]] += (double)dout[i * NN_META_FEATURES + 4];
        dc[z[i]] += (double)dout[i * NN_META_FEATURES + 5];
    }
    for (i = 0; i < n; i++) {
        const float *f = dout + i * NN_META_FEATURES;
        const double q = p[i], side = q > 0.5 ? 1.0 : -1.0, v = y[i] ? q : 1.0 - q;
        const double dloss = (double)f[0] + dl[z[i]] / (double)count[z[i]],
                     dconf = (double)f[1] + dc[z[i]] / (double)count[z[i]];
        if (v > 1e-12) dp[i] += dloss * (y[i] ? -1.0 / v : 1.0 / v);
        dp[i] += (dconf + (double)f[8]) * side;
        if (q > 0.0 && q < 1.0) dp[i] += (double)f[2] * (nn_log1p(-q) - nn_log(q));
    }
}
NN_DEF void nn_policy_weights(double *w, const double *logit, size_t n)
{
    double scale;
    size_t i;
    nni_vprob_for(nni_isa())(w, logit, n);
    scale = (double)n / nn_sum_f64(w, n);
    for (i = 0; i < n; i++) w[i] *= scale;
}
/* forward: w = n pi / S   so: dpi = (n / S)(dw - sum(dw pi) / S), dlogit = pi (1 - pi) dpi = w (1 -
 * pi)(dw - mean(dw w)) */
NN_DEF void nn_policy_weights_backward(double *dlogit, const double *dw, const double *w,
                                       const double *logit, size_t n)
{
    const double mean = nn_dot_f64(dw, w, n) / (double)n;
    size_t i;
    nni_vprob_for(nni_isa())(dlogit, logit, n);
    for (i = 0; i < n; i++) dlogit[i] = w[i] * (1.0 - dlogit[i]) * (dw[i] - mean);
}
NN_DEF nn_status nn_policy_make(nn_mlp **policy, uint64_t seed, const nn_alloc *alloc, nn_error *err)
{
    static const size_t hidden[2] = { 64, 32 };
    nn_mlp_desc d = NN_ZERO;
    d.n_in = NN_META_FEATURES;
    d.n_out = 1;
    d.hidden = hidden;
    d.n_hidden = 2;
    d.act = NN_ACT_RELU;
    d.dropout = 0.1;
    d.names = NN_NAMES_NETWORK;
    d.seed = seed;
    if (alloc) d.alloc = *alloc;
    return nn_mlp_create(policy, &d, err);
}
/* doubles as integers in the same order; -0 = 0, NaN lowest */
NNI_FN uint64_t nni_order_key(double x)
{
    const uint64_t u = nni_d2u(x + 0.0);
    return x != x ? 0 : u >> 63 ? ~u : u | (uint64_t)1 << 63;
}
/* The threshold is found digit by digit (11 bits at a time) by counting: no sorting, no memory, the
 * same steps whatever the order of the rows. */
NN_DEF nn_status nn_select_top(uint8_t *keep, const double *score, size_t n, double share,
                               const nn_alloc *alloc, nn_error *err)
{
    size_t count[2048], i, want, left;
    uint64_t found = 0, mask = 0;
    int shift, digit;
    (void)alloc;
    if (!(share > 0.0 && share <= 1.0))
        return nn_error_set(err, NN_E_ARG, "nn_select_top: the share to keep must be in (0, 1], got %g",
                        share);
    want = (size_t)(share * (double)n + 1e-9);
    if (want == 0) { for (i = 0; i < n; i++) keep[i] = 0; return NN_OK; }
    /* `left` = how many of those that share the digits found are kept */
    for (left = want, shift = 53; shift > -11; shift -= 11) {
        const int at = shift < 0 ? 0 : shift;
        const uint64_t bits = shift < 0 ? ((uint64_t)1 << (11 + shift)) - 1 : 2047;
        memset(count, 0, sizeof count);
        for (i = 0; i < n; i++) {
            const uint64_t key = nni_order_key(score[i]);
            if ((key & mask) == found) count[key >> at & bits]++;
        }
        for (digit = 2047; digit > 0 && count[digit] < left; digit--) left -= count[digit];
        found |= (uint64_t)digit << at;
        mask |= bits << at;
    }
    for (i = 0; i < n; i++) {
        const uint64_t key = nni_order_key(score[i]);
        keep[i] = key > found || (key == found && left > 0);
        if (key == found && left > 0) left--;
    }
    return NN_OK;
}
NN_DEF nn_status nn_select_greedy(uint8_t *keep, const double *loss, const int64_t *y,
                                  const int64_t *z, size_t n, size_t n_groups, double share,
                                  int quotas, const nn_alloc *alloc, nn_error *err)
{
    const size_t groups = n_groups ? n_groups : 2;
    size_t cell[NN_MAX_GROUPS][2], g, c, i, bytes, *idx, left;
    nn_status s = nni_group_check("nn_select_greedy", z, n, groups, err);
    if (s != NN_OK) return s;
    if (!(share > 0.0 && share <= 1.0))
        return nn_error_set(err, NN_E_ARG,
                        "nn_select_greedy: the share to keep must be in (0, 1], got %g", share);
    if (n == 0) return NN_OK;
    if (!nn_size_mul(n, 2 * sizeof *idx, &bytes) || (idx = (size_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_select_greedy: out of memory for %zu rows", n);
    for (g = 0; g < groups; g++) cell[g][0] = cell[g][1] = 0;
    for (i = 0; i < n; i++) cell[z[i]][y[i] != 0]++;
    for (g = 0; g < groups; g++)
        for (c = 0; c < 2; c++) cell[g][c] = (size_t)(share * (double)cell[g][c] + 1e-9);
    left = (size_t)(share * (double)n + 1e-9);
    nni_sort_index(idx, idx + n, loss, n, 0);
    for (i = 0; i < n; i++) {
        size_t k = idx[i], *room = quotas ? &cell[z[k]][y[k] != 0] : &left;
        keep[k] = *room > 0;
        if (*room) --*room;
    }
    nn_mem_free(idx, bytes, alloc);
    return NN_OK;
}
NN_DEF nn_status nn_selection_make(nn_selection *out, const uint8_t *keep, const double *score,
                                   const int64_t *y, const int64_t *y_clean, const int64_t *z,
                                   size_t n, const nn_alloc *alloc, nn_error *err)
{
    nn_selection s;
    size_t i, flips = 0, flips_kept = 0, bytes, one = 0, one_kept = 0, in[2] = { 0, 0 },
              kept_in[2] = { 0, 0 };
    memset(&s, 0, sizeof s);
    s.n = n;
    for (i = 0; i < n; i++) {
        const int g = z[i] != 0, k = keep[i] != 0;
        s.kept += (size_t)k;
        in[g]++;
        kept_in[g] += (size_t)k;
        one += z[i] == 1;
        one_kept += k && z[i] == 1;
        if (y_clean && y[i] != y_clean[i]) { flips++; flips_kept += (size_t)k; }
    }
    s.group_all = nni_share(one, n);
    s.group_kept = nni_share(one_kept, s.kept);
    s.rate_group[0] = nni_share(kept_in[0], in[0]);
    s.rate_group[1] = nni_share(kept_in[1], in[1]);
    s.noise_all = y_clean ? nni_share(flips, n) : nni_nan();
    s.noise_kept = y_clean ? nni_share(flips_kept, s.kept) : nni_nan();
    s.noise_reduction = s.noise_all > 0.0 ? (s.noise_all - s.noise_kept) / s.noise_all : nni_nan();
    s.rate_flipped = y_clean ? nni_share(flips_kept, flips) : nni_nan();
    s.rate_clean = y_clean ? nni_share(s.kept - flips_kept, n - flips) : nni_nan();
    s.noise_auc = nni_nan();
    if (y_clean && score && n) {
        int64_t *flag;
        double *neg;
        nn_status st;
        if (!nn_size_mul(n, sizeof *flag + sizeof *neg, &bytes) ||
            (flag = (int64_t *)nn_mem_alloc(bytes, alloc)) == NULL)
            return nn_error_set(err, NN_E_NOMEM, "nn_selection_make: out of memory for %zu rows", n);
        neg = (double *)(void *)(flag + n);
        for (i = 0; i < n; i++) { flag[i] = y[i] != y_clean[i]; neg[i] = -score[i]; }
        st = nn_roc_auc(&s.noise_auc, flag, neg, n, alloc, err);
        nn_mem_free(flag, bytes, alloc);
        if (st != NN_OK) return st;
    }
    *out = s;
    return NN_OK;
}

/* ---- [CHECK] ------------------------------------------------------------ */
NN_DEF double nn_loss_f64(const nn_loss_desc *d, const double *z, const int64_t *labels,
                          const float *targets, const float *weight, size_t n, size_t c)
{
    nn_loss kind = d->kind ? d->kind : NN_LOSS_CE;
    double total = 0, den = nni_loss_denominator(d, labels, weight, n, c), e = d->label_smoothing,
           delta = d->delta > 0 ? d->delta : 1;
    size_t i, j;
    for (i = 0; i < n; i++, z += c) {
        double w = weight ? (double)weight[i] : 1, row = 0;
        if (kind == NN_LOSS_CE) {
            double top = z[0], sum = 0, lse;
            size_t y = (size_t)labels[i];
            for (j = 1; j < c; j++) top = z[j] > top ? z[j] : top;
            for (j = 0; j < c; j++) sum += nn_exp(z[j] - top);
            lse = top + nn_log(sum);
            row = (1 - e) * (d->class_weight ? (double)d->class_weight[y] : 1) * (lse - z[y]);
            for (j = 0; j < c && e > 0; j++)
                row += e / (double)c * (d->class_weight ? (double)d->class_weight[j] : 1) *
                       (lse - z[j]);
        } else for (j = 0; j < c; j++) {
                double t = targets ? (double)targets[i * c + j] : (double)labels[i], r = z[j] - t,
                       a = fabs(r), q = d->pos_weight ? (double)d->pos_weight[j] : 1;
                if (kind == NN_LOSS_BCE)
                    row += (1 + (q - 1) * t) * nn_log1p(nn_exp(-fabs(z[j]))) +
                           (z[j] > 0 ? (1 - t) * z[j] : -z[j] * q * t);
                else if (kind == NN_LOSS_MSE) row += r * r;
                else row += a <= delta ? 0.5 * r * r : delta * (a - 0.5 * delta);
        }
        total += w * row;
    }
    return den > 0 ? total / den : 0;
}
NN_DEF nn_status nn_grad_check_fn(double (*f)(const double *p, size_t n, int *kink, void *user),
                                  double *p, const double *analytic, size_t n, void *user, double h,
                                  nn_grad_report *r, nn_error *err)
{
    size_t i, pass;
    double top = 0;
    nn_grad_report g = NN_ZERO;
    if (n == 0) return nn_error_set(err, NN_E_ARG, "nn_grad_check_fn: nothing to check");
    if (h == 0) h = 1e-6;
    g.per = r->per;
    for (pass = 0; pass < 2; pass++)                 /* first the scale, then the errors */
        for (i = 0; i < n; i++) {
            double keep = p[i], up, down, num, e;
            int k1 = 0, k2 = 0;
            p[i] = keep + h;
            up = f(p, n, &k1, user);
            p[i] = keep - h;
            down = f(p, n, &k2, user);
            num = (up - down) / ((keep + h) - p[i]);
            p[i] = keep;
            if (k1 || k2) { g.skipped += pass; continue; }
            if (pass == 0) { if (fabs(num) > top) top = fabs(num); continue; }
            g.checked++;
            e = fabs(analytic[i] - num) / (top + 1e-8);
            if (!(e <= g.worst)) {
                g.worst = e;
                g.worst_analytic = analytic[i];
                g.worst_numeric = num;
                g.worst_index = i;
            }
        }
    *r = g;
    return NN_OK;
}
NN_DEF nn_status nn_grad_check(const nn_mlp *m, const nn_loss_desc *loss, const nn_train_set *set,
                               double h, size_t stride, nn_grad_report *r, nn_error *err)
{
    nn_loss_desc zero = NN_ZERO;
    nn_train_set s = *set;
    nn_grad_report g = NN_ZERO;
    nn_mlp_work w = NN_ZERO;
    size_t np = m->n_params, nx, nz, i, j, k, from, step = stride ? stride : 1, count, bytes;
    double *params, *x, *z, *num;
    float *grads, *dx, *dz;
    unsigned char *block;
    const float *out = NULL;
    nn_status st;
    if (!loss) loss = &zero;
    st = nni_set_check("nn_grad_check", m, loss, &s, err);
    if (st != NN_OK) return st;
    if (h == 0) h = 1e-6;
    g.per = r->per;
    if (!nn_size_mul(s.n, m->n_in, &nx) || !nn_size_mul(s.n, m->n_out, &nz) || !nn_size_add(np, nx, &count) ||
        !nn_size_add(count, nx > np ? nx : np, &count) || !nn_size_add(count, nz, &count) ||
        !nn_size_mul(count, sizeof(double), &bytes) ||
        !nn_size_add(bytes, (np + nx + nz) * sizeof(float), &bytes))
        return nn_error_set(err, NN_E_NOMEM, "nn_grad_check: size overflows");
    block = (unsigned char *)nni_new(bytes, 1, &m->alloc);
    if (!block) return nn_error_set(err, NN_E_NOMEM, "nn_grad_check: out of memory");
    params = (double *)(void *)block;
    x = params + np;
    z = x + nx;
    num = z + nz;
    grads = (float *)(void *)(num + (nx > np ? nx : np));
    dx = grads + np;
    dz = dx + nx;
    for (i = 0; i < np; i++) params[i] = (double)m->params[i];
    for (i = 0; i < s.n; i++) {
        if (s.x) for (j = 0; j < m->n_in; j++) x[i * m->n_in + j] = (double)s.x[i * s.ldx + j];
        else
            for (j = 0; j < s.length; j++)
                x[i * m->n_in + j * s.vocab + (size_t)s.tokens[i * s.length + j]] = 1;
    }
    st = nn_mlp_workspace_make(&w, m, s.n, NN_WORK_BACKWARD, NULL, &m->alloc, err);
    if (st == NN_OK) st = nn_mlp_forward(m, &w, nni_set_input(&s, 0), s.n, NULL, &out, err);
    if (st == NN_OK)
        st = nn_loss_eval(loss, NULL, dz, out, s.labels, s.targets, s.weight, NULL, s.n, m->n_out,
                          err);
    if (st == NN_OK) st = nn_mlp_backward(m, &w, nni_set_input(&s, 0), s.n, NULL, dz, grads, dx, err);
    nn_mlp_workspace_free(&w);
    for (k = 0; k <= 2 * m->n_layers && st == NN_OK; k++) {           /* the last one is the input */
        int input = k == 2 * m->n_layers;
        const nn_mlp_layer *y = input ? NULL : &m->layers[k / 2];
        char name[NN_MLP_NAME + 8] = "input";
        double top = 0, worst = 0;
        if (!input) (void)nn_mlp_param(m, k, name);
        count = input ? nx : k & 1 ? y->n_out : y->n_in * y->n_out;
        from = input ? 0 : y->offset + (k & 1 ? y->n_in * y->n_out : 0);
        if (g.per) g.per[k] = 0;
        if (!input && (k & 1 ? y->frozen_bias : y->frozen_weight)) continue;
        for (i = 0; i < count && st == NN_OK; i += step) {
            double *p = input ? x + i : params + from + i, keep = *p, up, down;
            uint64_t k1 = 0, k2 = 0;
            *p = keep + h;
            st = nn_mlp_forward_f64(m, params, z, x, s.n, &k1, err);
            up = nn_loss_f64(loss, z, s.labels, s.targets, s.weight, s.n, m->n_out);
            *p = keep - h;
            if (st == NN_OK) st = nn_mlp_forward_f64(m, params, z, x, s.n, &k2, err);
            down = nn_loss_f64(loss, z, s.labels, s.targets, s.weight, s.n, m->n_out);
            num[i] = k1 == k2 ? (up - down) / ((keep + h) - *p) : NAN;
            *p = keep;
            if (k1 == k2 && fabs(num[i]) > top) top = fabs(num[i]);
        }
        for (i = 0; i < count && st == NN_OK; i += step) {
            double a = input ? (double)dx[i] : (double)grads[from + i], e = fabs(a - num[i]) / (top + 1e-8);
            if (num[i] != num[i]) { g.skipped++; continue; }
            g.checked++;
            if (!(e <= worst)) worst = e;
            if (!(e <= g.worst)) {
                g.worst = e;
                g.worst_analytic = a;
                g.worst_numeric = num[i];
                g.worst_index = i;
                memcpy(g.worst_name, name, sizeof g.worst_name);
            }
        }
        if (g.per) g.per[k] = worst;
    }
    nn_mem_free(block, bytes, &m->alloc);
    if (st == NN_OK) *r = g;
    return st;
}

#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_TRAIN_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
