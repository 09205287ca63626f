/* tests/interop/torch_driver.c - plain-argument doors into nn_train.h for test_torch.py (ctypes). Built by the test:
 *     cc -O2 -shared -fPIC -fopenmp tests/interop/torch_driver.c -o build/torch_driver.so -lm */
#define NN_IMPLEMENTATION
#include "../../nn_train.h"

typedef struct drv { nn_mlp *m; nn_trainer *t; nn_train_set set; nn_train_desc d; nn_torch_rng g; char msg[256]; } drv;

/* arch: nn_mlp_arch; widths of a plain backbone when it is 0 */
drv *drv_new(int arch, size_t n_in, size_t n_out, const size_t *widths, size_t n, int act, int init, uint64_t seed)
{
    drv *d = (drv *)calloc(1, sizeof *d);
    nn_mlp_desc md = NN_ZERO;
    nn_error e = NN_ZERO;
    md.arch = (nn_mlp_arch)arch; md.n_in = n_in; md.n_out = n_out; md.hidden = widths; md.n_hidden = n; md.act = (nn_act)act; md.init = (nn_init)init;
    md.seed = seed; md.literal_seed = 1; md.torch_rng = &d->g;
    nn_torch_seed(&d->g, seed);
    if (nn_mlp_create(&d->m, &md, &e) != NN_OK) { fprintf(stderr, "%s\n", e.msg); free(d); return NULL; }
    return d;
}
void drv_free(drv *d) { nn_trainer_destroy(d->t); nn_mlp_destroy(d->m); free(d); }
size_t drv_count(drv *d) { return d->m->n_params; }
void drv_get(drv *d, float *p) { memcpy(p, d->m->params, d->m->n_params * sizeof(float)); }
void drv_set(drv *d, const float *p) { memcpy(d->m->params, p, d->m->n_params * sizeof(float)); }
int drv_name(drv *d, size_t i, char *buf) { if (i >= 2 * d->m->n_layers) return 0; (void)nn_mlp_param(d->m, i, buf); return 1; }
/* hyper [7]: lr momentum beta1 beta2 eps weight_decay clip_norm; loss options: smoothing */
int drv_trainer(drv *d, const float *x, const int64_t *y, size_t n, size_t batch, size_t epochs, int opt, int nesterov, const double *hyper, int shuffle, int shared_generator, uint64_t seed,
                int schedule, int threads)
{
    nn_error e = NN_ZERO;
    nn_train_desc z = NN_ZERO;
    nn_train_set s = NN_ZERO;
    nn_trainer_destroy(d->t);
    d->t = NULL;
    s.x = x; s.labels = y; s.n = n;
    d->set = s;
    d->d = z;
    d->d.epochs = epochs; d->d.batch_size = batch; d->d.shuffle = (nn_shuffle)shuffle; d->d.seed = seed; d->d.literal_seed = 1; d->d.threads = threads;
    d->d.optim.kind = (nn_opt)(opt & 15); d->d.optim.amsgrad = opt > 15; d->d.optim.nesterov = nesterov;
    d->d.optim.lr = hyper[0]; d->d.optim.momentum = hyper[1]; d->d.optim.beta1 = hyper[2]; d->d.optim.beta2 = hyper[3]; d->d.optim.eps = hyper[4];
    d->d.optim.weight_decay = hyper[5] > 0 ? hyper[5] : NN_OFF;
    d->d.clip_norm = hyper[6];
    d->d.schedule.kind = (nn_schedule_kind)schedule;
    if (shared_generator) d->d.torch_rng = &d->g;
    if (nn_trainer_create(&d->t, d->m, &d->set, NULL, &d->d, &e) != NN_OK) { fprintf(stderr, "%s\n", e.msg); return -1; }
    return 0;
}
void drv_moments(drv *d, const float *m1, const float *m2, uint64_t step)
{
    if (d->t->m1) memcpy(d->t->m1, m1, d->m->n_params * sizeof(float));
    if (d->t->m2) memcpy(d->t->m2, m2, d->m->n_params * (d->d.optim.amsgrad ? 2 : 1) * sizeof(float));
    d->t->step = step;
}
int drv_step(drv *d, const float *x, const int64_t *y, size_t n, double *loss)
{
    nn_train_set b = d->set;
    nn_error e = NN_ZERO;
    b.x = x; b.labels = y; b.n = n;
    if (nn_trainer_step_batch(d->t, &b, loss, &e) != NN_OK) { fprintf(stderr, "%s\n", e.msg); return -1; }
    return 0;
}
/* gradient of the batch's mean cross-entropy, by the parameters */
int drv_grad(drv *d, const float *x, const int64_t *y, size_t n, float *grads)
{
    nn_mlp_work w = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_loss_desc l = NN_ZERO;
    const float *z;
    float *dz = (float *)malloc(n * d->m->n_out * sizeof(float));
    int bad;
    memset(grads, 0, d->m->n_params * sizeof(float));
    bad = nn_mlp_workspace_make(&w, d->m, n, NN_WORK_BACKWARD, NULL, NULL, &e) != NN_OK || nn_mlp_forward(d->m, &w, nn_mlp_dense(x, 0), n, NULL, &z, &e) != NN_OK
        || nn_loss_eval(&l, NULL, dz, z, y, NULL, NULL, NULL, n, d->m->n_out, &e) != NN_OK || nn_mlp_backward(d->m, &w, nn_mlp_dense(x, 0), n, NULL, dz, grads, NULL, &e) != NN_OK;
    nn_mlp_workspace_free(&w);
    free(dz);
    return bad ? -1 : 0;
}
/* the optimizer alone, on a gradient from outside; opt + 16: with amsgrad, m2 [2][n] */
int drv_update(int opt, int nesterov, const double *hyper, uint64_t step, float *p, float *m1, float *m2, const float *g, size_t n)
{
    nn_update_desc u = NN_ZERO;
    nn_update k;
    u.kind = (nn_opt)(opt & 15); u.amsgrad = opt > 15 ? n : 0; u.nesterov = nesterov; u.lr = hyper[0]; u.momentum = hyper[1]; u.beta1 = hyper[2]; u.beta2 = hyper[3]; u.eps = hyper[4]; u.weight_decay = hyper[5]; u.t = step;
    if (nn_update_make(&k, &u, NULL) != NN_OK) return -1;
    nn_update_apply(&k, p, m1, m2, g, n);
    return 0;
}
int drv_epoch(drv *d, double *loss, size_t *order)
{
    nn_train_event ev;
    nn_error e = NN_ZERO;
    if (nn_trainer_epoch(d->t, &ev, &e) != NN_OK) { fprintf(stderr, "%s\n", e.msg); return -1; }
    if (loss) { loss[0] = ev.loss; loss[1] = ev.lr; }
    if (order) memcpy(order, d->t->order, d->set.n * sizeof *order);
    return 0;
}
int drv_predict(drv *d, const float *x, size_t n, float *out)
{
    nn_error e = NN_ZERO;
    return nn_mlp_predict(d->m, out, nn_mlp_dense(x, 0), n, 0, &e) == NN_OK ? 0 : -1;
}
int drv_loss(int kind, int reduction, double smoothing, double delta, const float *cw, const float *pw, const float *z, const int64_t *y, const float *t, size_t n, size_t c, double *value, float *dz)
{
    nn_loss_desc d = NN_ZERO;
    d.kind = (nn_loss)kind; d.reduction = (nn_reduction)reduction; d.label_smoothing = smoothing; d.delta = delta; d.class_weight = cw; d.pos_weight = pw;
    return (int)nn_loss_eval(&d, value, dz, z, y, t, NULL, NULL, n, c, NULL);
}
/* 1 where a hidden unit of a row is active (its output > 0): layer by layer, [n, n_out(l)] each; returns how many */
size_t drv_active(drv *d, const float *x, size_t n, unsigned char *to)
{
    nn_mlp_work w = NN_ZERO;
    size_t l, i, k = 0;
    if (nn_mlp_workspace_make(&w, d->m, n, NN_WORK_POST, NULL, NULL, NULL) != NN_OK) return 0;
    if (nn_mlp_forward(d->m, &w, nn_mlp_dense(x, 0), n, NULL, NULL, NULL) == NN_OK)
        for (l = 0; l + 1 < d->m->n_layers; l++) for (i = 0; i < n * d->m->layers[l].n_out; i++) to[k++] = nn_mlp_post(&w, l)[i] > 0;
    nn_mlp_workspace_free(&w);
    return k;
}
