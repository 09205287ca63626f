/* nn_flip.h - which training labels look wrong, and decisions that treat groups alike
 *
 * DOES      Out-of-fold logits of logistic regression and of a small network, the share of near
 *           neighbours with the same label, the features of a selector and a hand-made score
 *           of them; a classifier fitted with such scores as weights; one threshold per group.
 * DOES NOT  Belong to the six library headers; know more than two classes.
 * NEEDS     nn_train.h. Include it after NN_IMPLEMENTATION and nn_train.h, in one .c file.
 *
 *     nn_flip_rows r = { n, d, d + 1, x, y, z, 2 };       column d of x is the group, centred
 *     NN_TRY(nn_flip_evidence_make(&e, &r, seed, threads, err));      e.plain: high = label right
 *     NN_TRY(nn_flip_model_fit(&m, &r, e.plain, &e, 0.25, seed, threads, err));
 *     NN_TRY(nn_flip_model_scores(score, &m, x_test, n_test, err));
 *     positive = score[i] > m.cuts.cut[z[i]] */
#ifndef NN_FLIP_H_INCLUDED
#define NN_FLIP_H_INCLUDED
#include "../nn_train.h"

NN_FP_BEGIN

enum {
    NN_FLIP_FOLDS = 5,
    NN_FLIP_TENTH = 10,               /* a network's best epoch is chosen on one row in ten */
    NN_FLIP_NEAR = 25,                /* neighbours */
    NN_FLIP_NEAR_ROWS = 4096,         /* rows that may be neighbours, evenly spaced */
    NN_FLIP_STEPS = 1200,             /* steps of a network */
    NN_FLIP_GRID = 1024,              /* thresholds tried per group */
    NN_FLIP_CANDIDATES = 6,
    NN_FLIP_LEAST = 10                /* fewest rows of a class: then every fold has both */
};
/* Columns should have mean 0 and deviation 1: the network and the neighbours need it. */
typedef struct nn_flip_rows {
    size_t n, d, ld;                  /* rows of d columns, ld > d apart */
    const double *x;                  /* [n, ld]; columns d to ld - 1 are the group, centred */
    const int64_t *y, *z;             /* [n] labels, 0 or 1; groups, 0 to groups - 1 */
    size_t groups;                    /* 2 to NN_MAX_GROUPS; 0 = 2 */
} nn_flip_rows;
static size_t nn_flip_groups(const nn_flip_rows *r) { return r->groups ? r->groups : 2; }
/* One learner, fitted once per fold on the other folds. */
typedef struct nn_flip_fit {
    size_t n, cols;
    int with_group;
    nn_linear linear[NN_FLIP_FOLDS];
    nn_mlp *mlp[NN_FLIP_FOLDS];       /* a network where not NULL */
    double *oof;                      /* [n] logit of each row by the model that never saw it */
} nn_flip_fit;

static void nn_flip_fit_free(nn_flip_fit *f)
{
    size_t k;
    for (k = 0; k < NN_FLIP_FOLDS; k++) {
        nn_linear_free(&f->linear[k]);
        nn_mlp_destroy(f->mlp[k]);
    }
    free(f->oof);
    memset(f, 0, sizeof *f);
}
static nn_status nn_flip_no_memory(size_t n, nn_error *err)
{
    return nn_error_set(err, NN_E_NOMEM, "label evidence: out of memory for %zu rows", n);
}
/* Rows that cannot be cross-fitted are named, not guessed at. */
static nn_status nn_flip_check(const nn_flip_rows *r, nn_error *err)
{
    size_t i, seen[2] = { 0, 0 };
    for (i = 0; i < r->n; i++) {
        if ((r->y[i] & ~(int64_t)1) || r->z[i] < 0 || (uint64_t)r->z[i] >= nn_flip_groups(r))
            return nn_error_set(err, NN_E_ARG,
                                "label evidence: row %zu: expected label 0 or 1 and group 0 to "
                                "%zu, got %lld and %lld",
                                i, nn_flip_groups(r) - 1, (long long)r->y[i], (long long)r->z[i]);
        seen[r->y[i]]++;
    }
    if (seen[0] >= NN_FLIP_LEAST && seen[1] >= NN_FLIP_LEAST) return NN_OK;
    return nn_error_set(err, NN_E_ARG,
                        "label evidence: expected at least %d rows of each class, got %zu of 0 and "
                        "%zu of 1",
                        NN_FLIP_LEAST, seen[0], seen[1]);
}
/* part [n] = 0 .. FOLDS x TENTH - 1: the rows of each (label, group) cell in a random order, dealt
 * out in turn. The fold is part % FOLDS, the tenth that chooses the epoch part / FOLDS = 0. */
static nn_status nn_flip_deal(uint16_t *part, const nn_flip_rows *r, uint64_t seed, nn_error *err)
{
    nn_rng g = nn_rng_make(seed, NN_STREAM_SPLIT, (uint64_t)1 << 40);
    size_t *idx = (size_t *)calloc(r->n, sizeof *idx), cell, i, k, turn = 0;
    if (!idx) return nn_flip_no_memory(r->n, err);
    for (cell = 0; cell < 2 * nn_flip_groups(r); cell++) {
        for (i = k = 0; i < r->n; i++)
            if ((size_t)(2 * r->z[i] + r->y[i]) == cell) idx[k++] = i;
        nn_rng_shuffle(&g, idx, k);
        for (i = 0; i < k; i++)
            part[idx[i]] = (uint16_t)(turn++ % (NN_FLIP_FOLDS * NN_FLIP_TENTH));
    }
    free(idx);
    return NN_OK;
}

/* ==== one fold =========================================================== */
typedef struct nn_flip_job {
    nn_flip_fit *fit;
    const nn_flip_rows *rows;
    const double *weight;             /* [n] or NULL = 1 */
    const uint16_t *part;
    uint64_t seed;
    int network;
} nn_flip_job;

static nn_status nn_flip_fold_linear(const nn_flip_job *job, size_t fold, nn_error *err)
{
    const nn_flip_rows *r = job->rows;
    const size_t cols = job->fit->cols;
    double *x = (double *)calloc(r->n * cols, sizeof *x), *w = (double *)calloc(r->n, sizeof *w);
    int64_t *y = (int64_t *)calloc(r->n, sizeof *y);
    size_t i, k = 0, shape[2];
    nn_logistic_desc d = NN_ZERO;
    nn_tensor tx;
    nn_status s = x && w && y ? NN_OK : nn_flip_no_memory(r->n, err);
    for (i = 0; s == NN_OK && i < r->n; i++) {
        if (job->part[i] % NN_FLIP_FOLDS == fold) continue;
        memcpy(x + k * cols, r->x + i * r->ld, cols * sizeof *x);
        w[k] = job->weight ? job->weight[i] : 1.0;
        y[k++] = r->y[i];
    }
    if (s == NN_OK) {
        shape[0] = k;
        shape[1] = cols;
        tx = nn_tensor_view(x, NN_F64, 2, shape);
        d.weight = w;
        d.n_classes = 2;
        d.threads = 1;
        d.dual = -1;
        d.tol = 1e-6;
        s = nn_logistic_fit(&job->fit->linear[fold], &tx, y, &d, err);
    }
    free(x);
    free(w);
    free(y);
    return s;
}
/* The rows of a fold that train (tenth 0) or choose the epoch (tenth 1). */
static nn_train_set nn_flip_gather(float *x, const nn_flip_job *job, size_t fold, int tenth)
{
    const nn_flip_rows *r = job->rows;
    const size_t cols = job->fit->cols;
    float *target = x + r->n * cols, *w = target + r->n;
    nn_train_set set = NN_ZERO;
    size_t i, j;
    for (i = 0; i < r->n; i++) {
        const size_t part = job->part[i];
        if (part % NN_FLIP_FOLDS == fold || (part / NN_FLIP_FOLDS == 0) != tenth) continue;
        for (j = 0; j < cols; j++) x[set.n * cols + j] = (float)r->x[i * r->ld + j];
        w[set.n] = job->weight ? (float)job->weight[i] : 1.0f;
        target[set.n++] = (float)r->y[i];
    }
    set.x = x;
    set.targets = target;
    set.weight = w;
    return set;
}
static nn_status nn_flip_fold_network(const nn_flip_job *job, size_t fold, nn_error *err)
{
    static const size_t hidden[2] = { 32, 32 };
    const size_t n = job->rows->n, cols = job->fit->cols, room = n * (cols + 2);
    float *x = (float *)calloc(2 * room, sizeof *x);
    nn_mlp_desc md = NN_ZERO;
    nn_train_desc td = NN_ZERO;
    nn_train_set train, choose;
    size_t per;
    nn_status s;
    if (!x) return nn_flip_no_memory(n, err);
    train = nn_flip_gather(x, job, fold, 0);
    choose = nn_flip_gather(x + room, job, fold, 1);
    md.n_in = cols;
    md.n_out = 1;
    md.hidden = hidden;
    md.n_hidden = 2;
    md.act = NN_ACT_RELU;
    md.seed = job->seed * 64 + fold + 1;
    td.batch_size = 16;
    while (td.batch_size < 256 && td.batch_size * 32 < train.n) td.batch_size *= 2;
    per = (train.n + td.batch_size - 1) / td.batch_size;
    td.epochs = (NN_FLIP_STEPS + per - 1) / (per ? per : 1);
    if (td.epochs < 8) td.epochs = 8;
    td.loss.kind = NN_LOSS_BCE;
    td.optim.kind = NN_OPT_ADAMW;
    td.optim.lr = 0.01;
    td.schedule.kind = NN_SCHEDULE_COSINE;
    td.keep_best = choose.n > 0;
    td.seed = md.seed;
    td.threads = 1;
    td.fixed_threads = 1;
    s = nn_mlp_create(&job->fit->mlp[fold], &md, err);
    if (s == NN_OK)
        s = nn_train_fit(job->fit->mlp[fold], &train, choose.n ? &choose : NULL, &td, NULL, err);
    free(x);
    return s;
}
/* out[i] = or += the fold model's logit of row i of x; with part only the rows left out */
static nn_status nn_flip_logits(double *out, const nn_flip_fit *f, size_t fold, const double *x,
                                size_t ld, size_t n, const uint16_t *part, nn_error *err)
{
    enum { CHUNK = 256 };
    float *in = (float *)calloc(CHUNK * f->cols, sizeof *in), y[CHUNK];
    size_t at[CHUNK], i = 0, j, k;
    nn_status s = in ? NN_OK : nn_flip_no_memory(n, err);
    while (s == NN_OK && i < n) {
        for (k = 0; i < n && k < CHUNK; i++) {
            if (part && part[i] % NN_FLIP_FOLDS != fold) continue;
            for (j = 0; j < f->cols; j++) in[k * f->cols + j] = (float)x[i * ld + j];
            at[k++] = i;
        }
        if (f->mlp[fold] && k) s = nn_mlp_predict(f->mlp[fold], y, nn_mlp_dense(in, 0), k, 1, err);
        for (j = 0; s == NN_OK && j < k; j++) {
            const double *row = x + at[j] * ld;
            double v = f->mlp[fold] ? (double)y[j] : nn_f64(&f->linear[fold].intercept)[0];
            size_t c;
            for (c = 0; !f->mlp[fold] && c < f->cols; c++)
                v += row[c] * nn_f64(&f->linear[fold].coef)[c];
            out[at[j]] = part ? v : out[at[j]] + v;
        }
    }
    free(in);
    return s;
}
static nn_status nn_flip_fold(const nn_flip_job *job, size_t fold, nn_error *err)
{
    const nn_flip_rows *r = job->rows;
    nn_status s = job->network ? nn_flip_fold_network(job, fold, err) :
                                 nn_flip_fold_linear(job, fold, err);
    if (s != NN_OK) return s;
    return nn_flip_logits(job->fit->oof, job->fit, fold, r->x, r->ld, r->n, job->part, err);
}
/* nn_flip_fit_make: *f zeroed or freed. weight [n] >= 0 or NULL. A fold whose training rows lack a
 * class is an error of nn_logistic_fit's. threads over folds; never changes a bit. */
static nn_status nn_flip_fit_make(nn_flip_fit *f, const nn_flip_rows *r, const double *weight,
                                  int network, int with_group, uint64_t seed, int threads,
                                  nn_error *err)
{
    nn_status status[NN_FLIP_FOLDS], s = nn_flip_check(r, err);
    nn_error error[NN_FLIP_FOLDS];
    uint16_t *part = NULL;
    nn_flip_job job = NN_ZERO;
    int k;
    if (s != NN_OK) return s;
    memset(f, 0, sizeof *f);
    memset(error, 0, sizeof error);
    f->n = r->n;
    f->cols = with_group ? r->ld : r->d;
    f->with_group = with_group;
    f->oof = (double *)calloc(r->n, sizeof *f->oof);
    part = (uint16_t *)calloc(r->n, sizeof *part);
    s = f->oof && part ? nn_flip_deal(part, r, seed, err) : nn_flip_no_memory(r->n, err);
    job.fit = f;
    job.rows = r;
    job.weight = weight;
    job.part = part;
    job.seed = seed;
    job.network = network;
    if (s == NN_OK) {
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) if (threads > 1)
#endif
        for (k = 0; k < NN_FLIP_FOLDS; k++) status[k] = nn_flip_fold(&job, (size_t)k, &error[k]);
    }
    (void)threads;
    for (k = 0; s == NN_OK && k < NN_FLIP_FOLDS; k++) {
        s = status[k];
        if (s != NN_OK && err) *err = error[k];          /* the lowest fold's is the one told */
    }
    free(part);
    if (s != NN_OK) nn_flip_fit_free(f);
    return s;
}

/* ==== neighbours ========================================================= */
/* best [NEAR] = the nearest of m reference rows but the row itself, ties to the lower one */
static size_t nn_flip_nearest(size_t *best, const double *dist, const size_t *at, size_t m,
                              size_t self)
{
    double far[NN_FLIP_NEAR];
    size_t j, k, have = 0;
    for (j = 0; j < m; j++) {
        if (at[j] == self || (have == NN_FLIP_NEAR && dist[j] >= far[have - 1])) continue;
        k = have < NN_FLIP_NEAR ? have++ : have - 1;
        for (; k > 0 && far[k - 1] > dist[j]; k--) {
            far[k] = far[k - 1];
            best[k] = best[k - 1];
        }
        far[k] = dist[j];
        best[k] = at[j];
    }
    return have;
}
/* nn_flip_near: share [n] = share of the 25 nearest other rows by x (Euclidean, without the group)
 * that have the row's label; 0.5 where there is no other row. */
static nn_status nn_flip_near(double *share, const nn_flip_rows *r, int threads, nn_error *err)
{
    const size_t n = r->n, d = r->d, m = n < NN_FLIP_NEAR_ROWS ? n : NN_FLIP_NEAR_ROWS;
    size_t *at = (size_t *)calloc(m, sizeof *at), i;
    double *dist = (double *)calloc((size_t)(threads > 1 ? threads : 1) * m, sizeof *dist);
    double *ref = (double *)calloc(m * d, sizeof *ref);
    long long row;
    nn_status s = at && dist && ref ? NN_OK : nn_flip_no_memory(n, err);
    for (i = 0; s == NN_OK && i < m; i++) {
        size_t j;
        at[i] = i * n / m;
        for (j = 0; j < d; j++) ref[j * m + i] = r->x[at[i] * r->ld + j];
    }
    if (s == NN_OK) {
#ifdef _OPENMP
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
#endif
        for (row = 0; row < (long long)n; row++) {
#ifdef _OPENMP
            double *mine = dist + (threads > 1 ? (size_t)omp_get_thread_num() * m : 0);
#else
            double *mine = dist;
#endif
            const double *x = r->x + (size_t)row * r->ld;
            size_t best[NN_FLIP_NEAR], have, j, k, same = 0;
            for (k = 0; k < m; k++) mine[k] = 0.0;
            for (j = 0; j < d; j++)
                for (k = 0; k < m; k++) {
                    const double v = ref[j * m + k] - x[j];
                    mine[k] += v * v;
                }
            have = nn_flip_nearest(best, mine, at, m, (size_t)row);
            for (k = 0; k < have; k++) same += r->y[best[k]] == r->y[row];
            share[row] = have ? (double)same / (double)have : 0.5;
        }
    }
    free(at);
    free(dist);
    free(ref);
    return s;
}

/* ==== evidence =========================================================== */
/* Features of a selector, for each row:
 *   0 to 2    margin of the given label, (2y - 1) logit / 4 cut to [-2, 2]: logistic regression on
 *             x, network on x and on (x, group)
 *   3 to 6    ranks of these and of the neighbours' share within the label's class, 0 to 1
 *   7         share of near neighbours with the same label
 *   8         the plain score
 *   9 to 11   out-of-fold error of logistic regression, network (x, group) and neighbours
 *   12, 13    log10(n) / 4, share of the label's class */
enum { NN_FLIP_FEATURES = 14, NN_FLIP_FITS = 3 };
typedef struct nn_flip_evidence {
    size_t n;
    nn_flip_fit fit[NN_FLIP_FITS];    /* logistic x; network x; network (x, group) */
    float *feature;                   /* [n, NN_FLIP_FEATURES] */
    double *plain;                    /* [n] the hand-made score: mean of both networks' probability
                                         of the given label and the neighbours' share */
    double *low_loss;                 /* [n] logistic regression's margin: the plainest rule */
} nn_flip_evidence;

static void nn_flip_evidence_free(nn_flip_evidence *e)
{
    size_t k;
    for (k = 0; k < NN_FLIP_FITS; k++) nn_flip_fit_free(&e->fit[k]);
    free(e->feature);
    free(e->plain);
    free(e->low_loss);
    memset(e, 0, sizeof *e);
}
typedef struct nn_flip_order { double v; size_t i; } nn_flip_order;
static int nn_flip_compare(const void *a, const void *b)
{
    const nn_flip_order *p = (const nn_flip_order *)a, *q = (const nn_flip_order *)b;
    if (p->v < q->v) return -1;
    if (p->v > q->v) return 1;
    return p->i < q->i ? -1 : p->i > q->i;
}
/* column f of the features = rank of v within the label's class, 0 lowest, 1 highest */
static void nn_flip_rank(float *feature, size_t f, const double *v, const nn_flip_rows *r,
                         nn_flip_order *o)
{
    size_t count[2] = { 0, 0 }, seen[2] = { 0, 0 }, i;
    for (i = 0; i < r->n; i++) {
        o[i].v = v[i];
        o[i].i = i;
        count[r->y[i]]++;
    }
    qsort(o, r->n, sizeof *o, nn_flip_compare);
    for (i = 0; i < r->n; i++) {
        const int64_t y = r->y[o[i].i];
        feature[o[i].i * NN_FLIP_FEATURES + f] =
            count[y] > 1 ? (float)((double)seen[y] / (double)(count[y] - 1)) : 0.5f;
        seen[y]++;
    }
}
/* margin [4][n]: three signed logits, then the neighbours' share less a half */
static void nn_flip_fill(nn_flip_evidence *e, const nn_flip_rows *r, const double *margin,
                         nn_flip_order *o)
{
    const size_t n = r->n;
    double wrong[4] = { 0, 0, 0, 0 }, ones = 0.0;
    size_t i, k;
    for (i = 0; i < n; i++) {
        ones += (double)r->y[i];
        for (k = 0; k < 4; k++) wrong[k] += margin[k * n + i] > 0.0 ? 0.0 : 1.0;
    }
    for (k = 0; k < 4; k++) nn_flip_rank(e->feature, 3 + k, margin + k * n, r, o);
    for (i = 0; i < n; i++) {
        float *f = e->feature + i * NN_FLIP_FEATURES;
        const double near = margin[3 * n + i] + 0.5;
        for (k = 0; k < 3; k++) {
            const double v = margin[k * n + i] / 4.0;
            f[k] = (float)(v < -2.0 ? -2.0 : v > 2.0 ? 2.0 : v);
        }
        e->low_loss[i] = margin[i];
        e->plain[i] = (nn_sigmoid(margin[n + i]) + nn_sigmoid(margin[2 * n + i]) + near) / 3.0;
        f[7] = (float)near;
        f[8] = (float)e->plain[i];
        f[9] = (float)(wrong[0] / (double)n);
        f[10] = (float)(wrong[2] / (double)n);
        f[11] = (float)(wrong[3] / (double)n);
        f[12] = (float)(nn_log((double)n) / (4.0 * 2.302585092994046));
        f[13] = (float)((r->y[i] ? ones : (double)n - ones) / (double)n);
    }
}
/* nn_flip_evidence_make: *e zeroed or freed. */
static nn_status nn_flip_evidence_make(nn_flip_evidence *e, const nn_flip_rows *r, uint64_t seed,
                                       int threads, nn_error *err)
{
    static const int network[NN_FLIP_FITS] = { 0, 1, 1 }, with_group[NN_FLIP_FITS] = { 0, 0, 1 };
    const size_t n = r->n;
    double *margin = (double *)calloc(4 * n, sizeof *margin);
    nn_flip_order *o = (nn_flip_order *)calloc(n, sizeof *o);
    size_t i, k;
    nn_status s = NN_OK;
    memset(e, 0, sizeof *e);
    e->n = n;
    e->feature = (float *)calloc(n * NN_FLIP_FEATURES, sizeof *e->feature);
    e->plain = (double *)calloc(n, sizeof *e->plain);
    e->low_loss = (double *)calloc(n, sizeof *e->low_loss);
    if (!margin || !o || !e->feature || !e->plain || !e->low_loss) s = nn_flip_no_memory(n, err);
    for (k = 0; s == NN_OK && k < NN_FLIP_FITS; k++) {
        s = nn_flip_fit_make(&e->fit[k], r, NULL, network[k], with_group[k], seed, threads, err);
        for (i = 0; s == NN_OK && i < n; i++)
            margin[k * n + i] = r->y[i] ? e->fit[k].oof[i] : -e->fit[k].oof[i];
    }
    if (s == NN_OK) s = nn_flip_near(margin + 3 * n, r, threads, err);
    for (i = 0; s == NN_OK && i < n; i++) margin[3 * n + i] -= 0.5;
    if (s == NN_OK) nn_flip_fill(e, r, margin, o);
    free(margin);
    free(o);
    if (s != NN_OK) nn_flip_evidence_free(e);
    return s;
}

/* ==== decisions ========================================================== */
/* One threshold per group: positive when score > cut[group]. */
typedef struct nn_flip_cuts {
    double cut[NN_MAX_GROUPS];
    double error, dp, eodds;          /* on the rows that chose them, expected under `truth` */
} nn_flip_cuts;
/* what follows from taking the k best rows of one group */
typedef struct nn_flip_curve {
    size_t n, steps;
    double positives;                 /* expected */
    double cut[NN_FLIP_GRID + 1], taken[NN_FLIP_GRID + 1], hits[NN_FLIP_GRID + 1];
} nn_flip_curve;
/* o [n] the group's rows, highest score first */
static void nn_flip_curve_make(nn_flip_curve *c, const nn_flip_order *o, size_t n,
                               const double *truth)
{
    const size_t stride = n / NN_FLIP_GRID + 1;
    double hits = 0.0;
    size_t i;
    c->n = n;
    c->steps = 1;
    c->cut[0] = n ? o[0].v + 1.0 : 0.0;
    c->taken[0] = c->hits[0] = 0.0;
    for (i = 0; i < n; i++) {
        const int last = i + 1 == n;
        hits += truth[o[i].i];
        if (!last && ((i + 1) % stride != 0 || !(o[i + 1].v < o[i].v))) continue;
        c->cut[c->steps] = last ? o[i].v - 1.0 : 0.5 * (o[i].v + o[i + 1].v);
        c->taken[c->steps] = (double)(i + 1);
        c->hits[c->steps++] = hits;
    }
    c->positives = hits;
}
/* c = the curve of group g; o [n]: room */
static void nn_flip_curve_of(nn_flip_curve *c, nn_flip_order *o, const double *score,
                             const double *truth, const int64_t *z, size_t n, size_t g)
{
    size_t i, k = 0;
    for (i = 0; i < n; i++) {
        if (z[i] != (int64_t)g) continue;
        o[k].v = -score[i];                              /* ascending = highest score first */
        o[k++].i = i;
    }
    qsort(o, k, sizeof *o, nn_flip_compare);
    for (i = 0; i < k; i++) o[i].v = -o[i].v;
    nn_flip_curve_make(c, o, k, truth);
}
/* nn_flip_cuts_fit: score [n], truth [n] = P(y = 1) after doubt about the label. Every pair of
 * up to 1,024 thresholds a group, exactly, from cumulative sums: least error + 4 max(0, DP - limit)
 * + 0.1 EO. Where one group is absent its threshold is the other's. */
static nn_status nn_flip_cuts_fit(nn_flip_cuts *out, const double *score, const double *truth,
                                  const int64_t *z, size_t n, double limit, nn_error *err)
{
    nn_flip_curve *c = (nn_flip_curve *)calloc(2, sizeof *c);
    nn_flip_order *o = (nn_flip_order *)calloc(n, sizeof *o);
    double best = INFINITY, positives;
    size_t g, i, j, pick[2] = { 0, 0 };
    if (!c || !o) {
        free(c);
        free(o);
        return nn_flip_no_memory(n, err);
    }
    for (g = 0; g < 2; g++) nn_flip_curve_of(&c[g], o, score, truth, z, n, g);
    positives = c[0].positives + c[1].positives;
    for (i = 0; i < c[0].steps; i++)
        for (j = 0; j < c[1].steps; j++) {
            const double hits = c[0].hits[i] + c[1].hits[j], taken = c[0].taken[i] + c[1].taken[j],
                         error = (positives + taken - 2.0 * hits) / (double)n,
                         n0 = (double)c[0].n, n1 = (double)c[1].n;
            double dp = 0.0, eo = 0.0, value;
            if (c[0].n && c[1].n) {
                const double tpr = c[0].hits[i] / (c[0].positives + 1e-12) -
                                   c[1].hits[j] / (c[1].positives + 1e-12),
                             fpr = (c[0].taken[i] - c[0].hits[i]) / (n0 - c[0].positives + 1e-12) -
                                   (c[1].taken[j] - c[1].hits[j]) / (n1 - c[1].positives + 1e-12);
                dp = fabs(c[0].taken[i] / n0 - c[1].taken[j] / n1);
                eo = fabs(tpr) > fabs(fpr) ? fabs(tpr) : fabs(fpr);
            }
            value = error + 4.0 * (dp > limit ? dp - limit : 0.0) + 0.1 * eo;
            if (!(value < best)) continue;
            best = value;
            pick[0] = i;
            pick[1] = j;
            out->error = error;
            out->dp = dp;
            out->eodds = eo;
        }
    for (g = 0; g < 2; g++) {
        const size_t from = c[g].n ? g : 1 - g;
        out->cut[g] = c[from].cut[pick[from]];
    }
    free(c);
    free(o);
    return NN_OK;
}

/* ---- more than two groups ---- */
typedef struct nn_flip_span { double lo, hi; } nn_flip_span;
static void nn_flip_span_put(nn_flip_span *s, double v)
{
    if (v < s->lo) s->lo = v;
    if (v > s->hi) s->hi = v;
}
/* What the thresholds pick [groups] cost: error + 4 max(0, DP - limit) + 0.1 EO, gaps from the
 * largest to the smallest of all groups with rows. */
static double nn_flip_cost(nn_flip_cuts *out, const nn_flip_curve *c, const size_t *pick,
                           size_t groups, size_t n, double limit)
{
    nn_flip_span rate = { 1.0, 0.0 }, tpr = { 1.0, 0.0 }, fpr = { 1.0, 0.0 };
    double wrong = 0.0, eo;
    size_t g;
    for (g = 0; g < groups; g++) {
        const double rows = (double)c[g].n, taken = c[g].taken[pick[g]], hits = c[g].hits[pick[g]],
                     yes = c[g].positives;
        if (c[g].n == 0) continue;
        wrong += yes + taken - 2.0 * hits;
        nn_flip_span_put(&rate, taken / rows);
        nn_flip_span_put(&tpr, hits / (yes + 1e-12));
        nn_flip_span_put(&fpr, (taken - hits) / (rows - yes + 1e-12));
    }
    eo = tpr.hi - tpr.lo > fpr.hi - fpr.lo ? tpr.hi - tpr.lo : fpr.hi - fpr.lo;
    out->error = wrong / (double)n;
    out->dp = rate.hi - rate.lo;
    out->eodds = eo;
    return out->error + 4.0 * (out->dp > limit ? out->dp - limit : 0.0) + 0.1 * eo;
}
/* The threshold of one group with the fewest errors among those that take a share of lo to hi; of
 * none there the one whose share is nearest. */
static size_t nn_flip_inside(const nn_flip_curve *c, double lo, double hi)
{
    double least = INFINITY, near = INFINITY;
    size_t i, best = 0, nearest = 0;
    int found = 0;
    for (i = 0; i < c->steps; i++) {
        const double share = c->n ? c->taken[i] / (double)c->n : 0.0,
                     wrong = c->taken[i] - 2.0 * c->hits[i],
                     off = share < lo ? lo - share : share > hi ? share - hi : 0.0;
        if (off < near) {
            near = off;
            nearest = i;
        }
        if (off > 0.0 || !(wrong < least)) continue;
        least = wrong;
        best = i;
        found = 1;
    }
    return found ? best : nearest;
}
/* nn_flip_cuts_many: nn_flip_cuts_fit's rule for any number of groups, whose product of thresholds
 * is too large to try. Every window of shares (a, a + limit), a in steps of 1/256, asks each group
 * for its best threshold inside; from the cheapest of these one group at a time moves to its best
 * threshold beside the others', until none does. */
static nn_status nn_flip_cuts_many(nn_flip_cuts *out, const double *score, const double *truth,
                                   const int64_t *z, size_t n, size_t groups, double limit,
                                   nn_error *err)
{
    nn_flip_curve *c = (nn_flip_curve *)calloc(groups, sizeof *c);
    nn_flip_order *o = (nn_flip_order *)calloc(n, sizeof *o);
    size_t pick[NN_MAX_GROUPS], now[NN_MAX_GROUPS], g, i, window, moved = 1, first = groups;
    double best = INFINITY, value;
    if (!c || !o) {
        free(c);
        free(o);
        return nn_flip_no_memory(n, err);
    }
    memset(pick, 0, sizeof pick);
    memset(now, 0, sizeof now);
    for (g = groups; g-- > 0;) {
        nn_flip_curve_of(&c[g], o, score, truth, z, n, g);
        if (c[g].n) first = g;
    }
    for (window = 0; window <= 256; window++) {
        const double lo = (double)window / 256.0;
        for (g = 0; g < groups; g++) now[g] = nn_flip_inside(&c[g], lo, lo + limit);
        value = nn_flip_cost(out, c, now, groups, n, limit);
        if (!(value < best)) continue;
        best = value;
        memcpy(pick, now, sizeof pick);
    }
    while (moved) {
        moved = 0;
        for (g = 0; g < groups; g++) {
            const size_t was = pick[g];
            size_t to = was;
            for (i = 0; i < c[g].steps; i++) {
                pick[g] = i;
                value = nn_flip_cost(out, c, pick, groups, n, limit);
                if (!(value < best)) continue;
                best = value;
                to = i;
            }
            pick[g] = to;
            moved += to != was;
        }
    }
    (void)nn_flip_cost(out, c, pick, groups, n, limit);
    for (g = 0; g < groups; g++) {
        const size_t from = c[g].n || first == groups ? g : first;
        out->cut[g] = c[from].cut[pick[from]];
    }
    free(c);
    free(o);
    return NN_OK;
}

/* ==== the classifier ===================================================== */
/* Logistic regression and network, unweighted (the evidence's) and weighted by P(label right), with
 * and without the group: the mean logit of all whose out-of-fold accuracy is within one standard
 * error of the best. */
typedef struct nn_flip_model {
    size_t n, d;
    nn_flip_fit own[NN_FLIP_CANDIDATES];                 /* the first NN_FLIP_FITS stay empty */
    const nn_flip_fit *candidate[NN_FLIP_CANDIDATES];
    double accuracy[NN_FLIP_CANDIDATES];                 /* out of fold, expected under doubt */
    int used[NN_FLIP_CANDIDATES];
    double *score, *truth;                               /* [n] out of fold; P(y = 1) */
    double base_dp, limit;            /* logistic regression's gap out of fold; what is allowed */
    nn_flip_cuts cuts;
} nn_flip_model;

static void nn_flip_model_free(nn_flip_model *m)
{
    size_t k;
    for (k = 0; k < NN_FLIP_CANDIDATES; k++) nn_flip_fit_free(&m->own[k]);
    free(m->score);
    free(m->truth);
    memset(m, 0, sizeof *m);
}
/* expected accuracy of logits under doubt about the labels, and its standard error */
static double nn_flip_accuracy(double *error, const double *logit, const double *truth, size_t n)
{
    double sum = 0.0, square = 0.0, mean;
    size_t i;
    for (i = 0; i < n; i++) {
        const double right = logit[i] > 0.0 ? truth[i] : 1.0 - truth[i];
        sum += right;
        square += right * right;
    }
    mean = sum / (double)n;
    square = square / (double)n - mean * mean;
    *error = sqrt((square > 0.0 ? square : 0.0) / (double)n);
    return mean;
}
/* gap of the decisions logit > 0 between the groups that have rows, and its standard error: of the
 * highest and the lowest share; 0 if only one has rows */
static double nn_flip_gap(double *error, const double *logit, const int64_t *z, size_t n)
{
    double in[NN_MAX_GROUPS] = { 0 }, taken[NN_MAX_GROUPS] = { 0 }, p[NN_MAX_GROUPS], v = 0.0;
    size_t i, g, lo = NN_MAX_GROUPS, hi = NN_MAX_GROUPS;
    for (i = 0; i < n; i++) {
        in[z[i]] += 1.0;
        taken[z[i]] += logit[i] > 0.0 ? 1.0 : 0.0;
    }
    for (g = 0; g < NN_MAX_GROUPS; g++) {
        if (!(in[g] > 0.0)) continue;
        p[g] = taken[g] / in[g];
        if (lo == NN_MAX_GROUPS || p[g] < p[lo]) lo = g;
        if (hi == NN_MAX_GROUPS || p[g] >= p[hi]) hi = g;
    }
    *error = 0.0;
    if (lo == hi) return 0.0;
    for (g = 0; g < NN_MAX_GROUPS; g++)                  /* in the groups' order */
        if (g == lo || g == hi) v += p[g] * (1.0 - p[g]) / in[g];
    *error = sqrt(v);
    return p[hi] - p[lo];
}
/* used = within one standard error of the best that is allowed; score = their mean */
static void nn_flip_model_average(nn_flip_model *m, int with_group)
{
    double best = -1.0, error = 0.0, each, count = 0.0;
    size_t i, k;
    for (k = 0; k < NN_FLIP_CANDIDATES; k++) {
        m->accuracy[k] = nn_flip_accuracy(&each, m->candidate[k]->oof, m->truth, m->n);
        if ((m->candidate[k]->with_group && !with_group) || !(m->accuracy[k] > best)) continue;
        best = m->accuracy[k];
        error = each;
    }
    for (k = 0; k < NN_FLIP_CANDIDATES; k++) {
        m->used[k] = m->accuracy[k] >= best - error &&
                     (with_group || !m->candidate[k]->with_group);
        if (!m->used[k]) continue;
        count += 1.0;
        for (i = 0; i < m->n; i++) m->score[i] += m->candidate[k]->oof[i];
    }
    for (i = 0; i < m->n; i++) m->score[i] /= count;
}
/* nn_flip_model_fit: *m zeroed or freed; right [n] = P(label right). The evidence must outlive the
 * model. share: of the baseline's gap that is allowed (never less than its standard error); NaN =
 * the group is not looked at when deciding: no candidate sees it and both cuts are 0. */
static nn_status nn_flip_model_fit(nn_flip_model *m, const nn_flip_rows *r, const double *right,
                                   const nn_flip_evidence *e, double share, uint64_t seed,
                                   int threads, nn_error *err)
{
    static const int network[NN_FLIP_CANDIDATES - NN_FLIP_FITS] = { 0, 1, 1 },
                     with_group[NN_FLIP_CANDIDATES - NN_FLIP_FITS] = { 1, 0, 1 };
    const int grouped = share == share;
    double error;
    size_t i, k;
    nn_status s = NN_OK;
    memset(m, 0, sizeof *m);
    m->n = r->n;
    m->d = r->d;
    m->score = (double *)calloc(r->n, sizeof *m->score);
    m->truth = (double *)calloc(r->n, sizeof *m->truth);
    if (!m->score || !m->truth) s = nn_flip_no_memory(r->n, err);
    for (i = 0; s == NN_OK && i < r->n; i++) m->truth[i] = r->y[i] ? right[i] : 1.0 - right[i];
    for (k = 0; s == NN_OK && k < NN_FLIP_CANDIDATES; k++) {
        m->candidate[k] = k < NN_FLIP_FITS ? &e->fit[k] : &m->own[k];
        if (k < NN_FLIP_FITS) continue;
        s = nn_flip_fit_make(&m->own[k], r, right, network[k - NN_FLIP_FITS],
                             grouped && with_group[k - NN_FLIP_FITS], seed, threads, err);
    }
    if (s == NN_OK) {
        nn_flip_model_average(m, grouped);
        m->base_dp = nn_flip_gap(&error, e->fit[0].oof, r->z, r->n);
        m->limit = grouped && share * m->base_dp > error ? share * m->base_dp : error;
        if (grouped && nn_flip_groups(r) == 2)
            s = nn_flip_cuts_fit(&m->cuts, m->score, m->truth, r->z, r->n, m->limit, err);
        else if (grouped)
            s = nn_flip_cuts_many(&m->cuts, m->score, m->truth, r->z, r->n, nn_flip_groups(r),
                                  m->limit, err);
    }
    if (s != NN_OK) nn_flip_model_free(m);
    return s;
}
/* nn_flip_model_scores: score [n] of new rows x [n, ld]; column d is the group, centred by what
 * the training rows had. */
static nn_status nn_flip_model_scores(double *score, const nn_flip_model *m, const double *x,
                                      size_t ld, size_t n, nn_error *err)
{
    double count = 0.0;
    size_t i, k, fold;
    nn_status s = NN_OK;
    for (i = 0; i < n; i++) score[i] = 0.0;
    for (k = 0; s == NN_OK && k < NN_FLIP_CANDIDATES; k++) {
        if (!m->used[k]) continue;
        count += 1.0;
        for (fold = 0; s == NN_OK && fold < NN_FLIP_FOLDS; fold++)
            s = nn_flip_logits(score, m->candidate[k], fold, x, ld, n, NULL, err);
    }
    for (i = 0; i < n; i++) score[i] /= count * NN_FLIP_FOLDS;
    return s;
}

NN_FP_END
#endif
