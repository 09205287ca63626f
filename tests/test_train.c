/* tests/test_train.c - nn_train.h: losses, optimizers, schedules, the loop, resuming, two stages, populations, gradient check */
#define NN_IMPLEMENTATION
#include "../nn_train.h"
#include "nn_test.h"

static uint32_t bits(float x) { uint32_t u; memcpy(&u, &x, 4); return u; }
static uint64_t fnv(const void *p, size_t n)
{
    const unsigned char *b = (const unsigned char *)p;
    uint64_t h = 1469598103934665603u;
    size_t i;
    for (i = 0; i < n; i++) h = (h ^ b[i]) * 1099511628211u;
    return h;
}
static void fill(float *x, size_t n, uint64_t seed)
{
    nn_rng r = nn_rng_make(seed, NN_STREAM_USER, 0);
    size_t i;
    for (i = 0; i < n; i++) x[i] = 2.0f * nn_rng_f32(&r) - 1.0f;
}
/* three noisy rings-free classes: label = index of the largest of three fixed projections */
enum { ROWS = 200, DIM = 6, CLASSES = 3 };
static float data_x[ROWS * DIM], data_t[ROWS * CLASSES], data_w[ROWS];
static int64_t data_y[ROWS];
static nn_train_set toy(void)
{
    nn_train_set s = NN_ZERO;
    size_t i, j, k;
    float proj[CLASSES * DIM];
    fill(data_x, ROWS * DIM, 1);
    fill(proj, CLASSES * DIM, 2);
    fill(data_t, ROWS * CLASSES, 3);
    fill(data_w, ROWS, 4);
    for (i = 0; i < ROWS; i++) {
        double best = -1e9;
        data_w[i] = data_w[i] + 1.0f;
        for (k = 0; k < CLASSES; k++) {
            double v = 0;
            for (j = 0; j < DIM; j++) v += (double)data_x[i * DIM + j] * (double)proj[k * DIM + j];
            if (v > best) { best = v; data_y[i] = (int64_t)k; }
        }
    }
    s.x = data_x;
    s.labels = data_y;
    s.n = ROWS;
    return s;
}
static nn_mlp *net(size_t in, size_t out, nn_act act, nn_mlp_naming names)
{
    static const size_t hidden[] = { 16, 12 };
    nn_mlp_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_mlp *m = NULL;
    d.n_in = in; d.n_out = out; d.hidden = hidden; d.n_hidden = 2; d.act = act; d.names = names;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    return m;
}

/* losses against their double twins, gradients against central differences of those */
static void losses(void)
{
    static const float cw[5] = { 1, 2, 0.5f, 3, 0.25f }, pw[5] = { 1, 2, 0.5f, 3, 4 };
    float z[7 * 5], t[7 * 5], w[7], dz[7 * 5], rows[7], inplace[7 * 5];
    int64_t y[7] = { 0, 1, 2, 3, 4, 1, 0 };
    int kind, red, opt;
    size_t i;
    fill(z, 35, 1); fill(t, 35, 2); fill(w, 7, 3);
    for (i = 0; i < 35; i++) { z[i] *= 4; t[i] = (t[i] + 1) / 2; }
    for (i = 0; i < 7; i++) w[i] += 1;
    for (kind = NN_LOSS_CE; kind <= NN_LOSS_HUBER; kind++) for (red = 0; red <= NN_REDUCE_ROWS; red++) for (opt = 0; opt < 8; opt++) {
        nn_loss_desc d = NN_ZERO;
        nn_error e = NN_ZERO;
        double v, p[35], zd[35], want;
        const float *wt = opt & 1 ? w : NULL;
        d.kind = (nn_loss)kind; d.reduction = (nn_reduction)red;
        if (opt & 2) { d.label_smoothing = 0.1; d.delta = 0.7; d.pos_weight = pw; }
        if (opt & 4) d.class_weight = cw;
        for (i = 0; i < 35; i++) zd[i] = (double)z[i];
        CHECK_OK(nn_loss_eval(&d, &v, dz, z, y, t, wt, rows, 7, 5, &e), e);
        want = nn_loss_f64(&d, zd, y, t, wt, 7, 5);
        CHECK_NEAR(v, want, 2e-6 * (1 + fabs(want)));
        memcpy(inplace, z, sizeof z);
        CHECK_OK(nn_loss_eval(&d, NULL, inplace, inplace, y, t, wt, NULL, 7, 5, &e), e);
        CHECK(memcmp(inplace, dz, sizeof dz) == 0);
        for (i = 0; i < 35; i++) {
            double h = 1e-5, up, down;
            memcpy(p, zd, sizeof p);
            p[i] = zd[i] + h; up = nn_loss_f64(&d, p, y, t, wt, 7, 5);
            p[i] = zd[i] - h; down = nn_loss_f64(&d, p, y, t, wt, 7, 5);
            CHECK_NEAR(dz[i], (up - down) / (2 * h), 3e-6);
        }
        if (red == NN_REDUCE_SUM) {
            double s = 0;
            for (i = 0; i < 7; i++) s += (double)rows[i];
            CHECK_NEAR(s * (kind == NN_LOSS_CE ? 1 : 5), v, 1e-5 * (1 + fabs(v)));
        }
    }
}
/* zero is the default's name; what is no loss has that name too */
static void loss_names(void)
{
    CHECK_STR(nn_loss_name(NN_LOSS_DEFAULT), "ce");
    CHECK_STR(nn_loss_name((nn_loss)7), "ce");
    CHECK_STR(nn_loss_name(NN_LOSS_HUBER), "huber");
    CHECK_INT(nn_loss_parse("huber"), NN_LOSS_HUBER);
    CHECK_INT(nn_loss_parse("default"), NN_LOSS_DEFAULT);
}
static void loss_edges(void)
{
    nn_loss_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    float z[3] = { 1000, -1000, 0 }, dz[3], big[600], dbig[600], one = 50, t = 0, w = 0;
    int64_t y = 1, bad = 3, zero = 0;
    double v;
    CHECK_OK(nn_loss_eval(&d, &v, dz, z, &y, NULL, NULL, NULL, 1, 3, &e), e);
    CHECK(v == 2000 && dz[0] == 1 && dz[1] == -1 && dz[2] == 0);
    CHECK_INT(nn_loss_eval(&d, &v, dz, z, &bad, NULL, NULL, NULL, 1, 3, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_loss: row 0: label 3 is outside [0, 3)");
    CHECK_OK(nn_loss_eval(&d, &v, dz, z, &y, NULL, &w, NULL, 1, 3, &e), e);
    CHECK(v == 0 && dz[0] == 0);
    z[0] = NAN;
    CHECK_OK(nn_loss_eval(&d, &v, dz, z, &y, NULL, NULL, NULL, 1, 3, &e), e);
    CHECK(v != v);
    /* more classes than one chunk */
    fill(big, 600, 1);
    y = 599;
    CHECK_OK(nn_loss_eval(&d, &v, dbig, big, &y, NULL, NULL, NULL, 1, 600, &e), e);
    { double s = 0, zd[600]; size_t i; for (i = 0; i < 600; i++) { s += (double)dbig[i]; zd[i] = (double)big[i]; }
      CHECK_NEAR(s, 0, 1e-6); CHECK_NEAR(v, nn_loss_f64(&d, zd, &y, NULL, NULL, 1, 600), 1e-6); }
    d.kind = NN_LOSS_BCE;
    CHECK_OK(nn_loss_eval(&d, &v, dz, &one, NULL, &t, NULL, NULL, 1, 1, &e), e);
    CHECK(v == 50 && dz[0] == 1);
    one = -50;
    CHECK_OK(nn_loss_eval(&d, &v, dz, &one, &zero, NULL, NULL, NULL, 1, 1, &e), e);
    CHECK(v > 0 && v < 2e-22 && dz[0] > 0);
    one = INFINITY;
    CHECK_OK(nn_loss_eval(&d, &v, dz, &one, NULL, &t, NULL, NULL, 1, 1, &e), e);
    CHECK(v > 1e30);
    one = NAN;
    CHECK_OK(nn_loss_eval(&d, &v, dz, &one, NULL, &t, NULL, NULL, 1, 1, &e), e);
    CHECK(v != v);
    CHECK_INT(nn_loss_eval(&d, &v, dz, z, NULL, NULL, NULL, NULL, 1, 3, &e), NN_E_ARG);
}
/* docs/numerics.md: p0 = [1, -2], gradients k [0.5, -0.25]. SGD's bits; Adam's are 1.13's, where 2.x differs by an ulp or two. */
static void optimizer_vectors(void)
{
    static const uint32_t want[3][6] = {
        { 0x3f666667, 0xbff33333, 0x3f4db0fc, 0xbfe6d87e, 0x3f352aa1, 0xbfda9550 },
        { 0x3f63d70b, 0xbff0a3d7, 0x3f48da5b, 0xbfe1e118, 0x3f2e51d1, 0xbfd35baa },
        { 0x3f673190, 0xbff96f00, 0x3f2b89fa, 0xbfea0014, 0x3e879fb9, 0xbfcf6905 } };
    int o, k, i;
    for (o = 0; o < 3; o++) {
        nn_update_desc d = NN_ZERO;
        nn_update u;
        nn_error e = NN_ZERO;
        float p[2] = { 1, -2 }, m[2] = { 0 }, v[2] = { 0 }, g[2];
        d.kind = o == 0 ? NN_OPT_ADAM : o == 1 ? NN_OPT_ADAMW : NN_OPT_SGD;
        d.lr = 0.1; d.beta1 = 0.9; d.beta2 = 0.999; d.eps = 1e-8; d.weight_decay = o == 1 ? 0.1 : o == 2 ? 0.01 : 0; d.momentum = o == 2 ? 0.9 : 0; d.nesterov = o == 2;
        for (k = 1; k <= 3; k++) {
            d.t = (uint64_t)k;
            g[0] = (float)k * 0.5f; g[1] = (float)k * -0.25f;
            CHECK_OK(nn_update_make(&u, &d, &e), e);
            nn_update_apply(&u, p, m, v, g, 2);
            for (i = 0; i < 2; i++) {
                long long diff = (long long)bits(p[i]) - (long long)want[o][2 * (k - 1) + i];
                CHECK_MSG(o == 2 || k == 1 ? diff == 0 : diff >= -2 && diff <= 2, "optimizer %d step %d: %08x, expected %08x", o, k, bits(p[i]), want[o][2 * (k - 1) + i]);
            }
        }
    }
}
static void schedules(void)
{
    nn_schedule s = NN_ZERO;
    CHECK(nn_schedule_factor(&s, 5, 100, 10, 1) == 1);
    s.kind = NN_SCHEDULE_STEP; s.every = 3; s.gamma = 0.5;
    CHECK(nn_schedule_factor(&s, 2, 0, 10, 1) == 1 && nn_schedule_factor(&s, 3, 0, 10, 1) == 0.5 && nn_schedule_factor(&s, 8, 0, 10, 1) == 0.25);
    s.kind = NN_SCHEDULE_COSINE; s.floor = 0.1;
    CHECK_NEAR(nn_schedule_factor(&s, 0, 0, 10, 1), 1, 1e-15);
    CHECK_NEAR(nn_schedule_factor(&s, 5, 0, 10, 1), 0.55, 1e-15);
    CHECK_NEAR(nn_schedule_factor(&s, 10, 0, 10, 1), 0.1, 1e-15);
    CHECK_NEAR(nn_schedule_factor(&s, 12, 0, 10, 1), 0.1, 1e-15);
    s.warmup = 4;
    CHECK_NEAR(nn_schedule_factor(&s, 0, 1, 10, 1), 0.5, 1e-15);
    s.kind = NN_SCHEDULE_PLATEAU;
    CHECK(nn_schedule_factor(&s, 0, 9, 10, 0.25) == 0.25);
}
/* What the loop promises in figures: the coefficient of clipping, an improvement, a plateau. */
static double told_at;                                       /* the metric of the epoch that runs */
static double told(const float *out, const nn_train_set *set, size_t first, size_t n, void *user)
{
    (void)out; (void)set; (void)first; (void)user;
    return told_at * (double)n;
}
static void loop_figures(void)
{
    static const double metric[8] = { 0.5, 0.505, 0.52, 0.515, 0.52, 0.52, 0.52, 0.52 };
    static const double losses_of[4] = { 0.5, 0.495, 0.48, 0.485 };
    nn_train_set s = toy(), v;
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m[2] = { NULL, NULL };
    nn_train_desc d = NN_ZERO;
    nn_trainer *t = NULL;
    nn_train_event ev;
    nn_error e = NN_ZERO;
    double norm = 0;
    size_t rows[ROWS], i, k;
    md.n_in = DIM; md.n_out = CLASSES;
    s.n = 50;
    for (i = 0; i < s.n; i++) rows[i] = i;
    d.batch_size = s.n; d.optim.kind = NN_OPT_SGD; d.optim.lr = 1;
    /* from weights of 0 the first step is -g, and with clipping -g max_norm / (|g| + 1e-6) */
    for (k = 0; k < 2; k++) {
        CHECK_OK(nn_mlp_create(&m[k], &md, &e), e);
        memset(m[k]->params, 0, m[k]->n_params * sizeof(float));
        d.clip_norm = k ? norm / 2 : 0;
        CHECK_OK(nn_trainer_create(&t, m[k], &s, NULL, &d, &e), e);
        CHECK_OK(nn_trainer_step(t, rows, s.n, NULL, &e), e);
        nn_trainer_destroy(t);
        for (i = 0; k == 0 && i < m[0]->n_params; i++) norm += (double)m[0]->params[i] * (double)m[0]->params[i];
        if (k == 0) norm = sqrt(norm);
    }
    CHECK_MSG(norm > 0.05 && norm < 2, "norm %g", norm);
    for (i = 0; i < m[0]->n_params; i++) {
        const double want = (double)m[0]->params[i] * (norm / 2 / (norm + 1e-6));
        CHECK_MSG(fabs((double)m[1]->params[i] - want) <= 1.5e-7 * fabs(want), "%zu: %.9g, expected %.9g", i, (double)m[1]->params[i], want);
    }
    /* an improvement is more than min_delta better than the best; the rate falls when `patience` epochs and one more had none */
    d.clip_norm = 0; d.epochs = 8; d.min_delta = 0.01; d.metric = told; d.monitor = NN_MONITOR_METRIC; d.optim.lr = 1e-3;
    d.schedule.kind = NN_SCHEDULE_PLATEAU; d.schedule.patience = 2; d.schedule.gamma = 0.5;
    v = s;
    CHECK_OK(nn_trainer_create(&t, m[0], &s, &v, &d, &e), e);
    for (k = 0; k < 8; k++) {
        told_at = metric[k];
        CHECK_OK(nn_trainer_epoch(t, &ev, &e), e);
        CHECK_MSG(ev.improved == (k == 0 || k == 2), "epoch %zu: improved %d", k + 1, ev.improved);
        CHECK_NEAR(ev.lr, k < 6 ? 1e-3 : 5e-4, 1e-12);
    }
    nn_trainer_destroy(t);
    /* losses fall: a sum of 1 - p for fixed logits is told by the class weights instead: the loss itself is set by hand */
    d.metric = NULL; d.monitor = NN_MONITOR_LOSS; d.optim.lr = 0; d.schedule.kind = NN_SCHEDULE_DEFAULT; d.loss.kind = NN_LOSS_MSE;
    v.labels = NULL; v.targets = data_t; v.n = 1;
    s.labels = NULL; s.targets = data_t;
    d.optim.lr = 1e-30;                                      /* the weights stay; the target of the one row tells the loss */
    memset(m[0]->params, 0, m[0]->n_params * sizeof(float));
    CHECK_OK(nn_trainer_create(&t, m[0], &s, &v, &d, &e), e);
    for (k = 0; k < 4; k++) {
        for (i = 0; i < CLASSES; i++) data_t[i] = (float)sqrt(losses_of[k]);
        memset(m[0]->params, 0, m[0]->n_params * sizeof(float));
        CHECK_OK(nn_trainer_epoch(t, &ev, &e), e);
        CHECK_NEAR(ev.val_loss, losses_of[k], 1e-6);
        CHECK_MSG(ev.improved == (k == 0 || k == 2), "epoch %zu: improved %d", k + 1, ev.improved);
    }
    nn_trainer_destroy(t);
    nn_mlp_destroy(m[0]);
    nn_mlp_destroy(m[1]);
}
/* every activation, loss and kind of input: parameters and inputs */
static void gradients(void)
{
    int act, kind;
    nn_train_set s = toy();
    double per[7], worst = 0;
    s.n = 9;
    s.targets = data_t;
    s.weight = data_w;
    for (act = NN_ACT_RELU; act <= NN_ACT_IDENTITY; act++) for (kind = NN_LOSS_CE; kind <= NN_LOSS_HUBER; kind++) {
        nn_mlp *m = net(DIM, CLASSES, (nn_act)act, NN_NAMES_DEFAULT);
        nn_loss_desc d = NN_ZERO;
        nn_grad_report r = NN_ZERO;
        nn_error e = NN_ZERO;
        size_t i;
        d.kind = (nn_loss)kind;
        d.label_smoothing = 0.1;
        r.per = per;
        CHECK_OK(nn_grad_check(m, &d, &s, 0, 1, &r, &e), e);
        CHECK_MSG(r.worst < 2e-5 && r.checked > 350 && r.skipped * 20 < r.checked, "%s %s: worst %g at %s[%zu], %g against %g; %zu skipped", nn_act_name((nn_act)act), nn_loss_name(d.kind),
                  r.worst, r.worst_name, r.worst_index, r.worst_analytic, r.worst_numeric, r.skipped);
        for (i = 0; i < 7; i++) CHECK(per[i] <= r.worst);
        if (r.worst > worst) worst = r.worst;
        nn_mlp_destroy(m);
    }
    printf("worst gradient error %g\n", worst);
}
static void gradients_tokens(void)
{
    nn_mlp *m = net(4 * 5, 1, NN_ACT_GELU, NN_NAMES_NETWORK);
    nn_train_set s = NN_ZERO;
    nn_loss_desc d = NN_ZERO;
    nn_grad_report r = NN_ZERO;
    nn_error e = NN_ZERO;
    int32_t t[6 * 4];
    int64_t y[6] = { 0, 1, 1, 0, 1, 0 };
    size_t i;
    for (i = 0; i < 24; i++) t[i] = (int32_t)(i * 7 % 5);
    s.tokens = t; s.length = 4; s.vocab = 5; s.labels = y; s.n = 6;
    d.kind = NN_LOSS_BCE;
    CHECK_OK(nn_grad_check(m, &d, &s, 0, 1, &r, &e), e);
    CHECK_MSG(r.worst < 1e-5, "worst %g at %s", r.worst, r.worst_name);
    CHECK_STR(m->layers[2].name, "network.4");
    nn_mlp_destroy(m);
}
static double cubic(const double *p, size_t n, int *kink, void *user)
{
    size_t i;
    double s = 0;
    (void)user;
    *kink = 0;
    for (i = 0; i < n; i++) s += p[i] * p[i] * p[i];
    return s;
}
static void gradient_of_a_function(void)
{
    double p[3] = { 1, -2, 0.5 }, g[3] = { 3, 12, 0.75 };
    nn_grad_report r = NN_ZERO;
    nn_error e = NN_ZERO;
    CHECK_OK(nn_grad_check_fn(cubic, p, g, 3, NULL, 0, &r, &e), e);
    CHECK(r.worst < 1e-8 && r.checked == 3 && p[1] == -2);
    g[1] = -12;                                      /* a wrong sign is a large error */
    CHECK_OK(nn_grad_check_fn(cubic, p, g, 3, NULL, 0, &r, &e), e);
    CHECK(r.worst > 1.9 && r.worst_index == 1);
}
static int count_steps(const nn_train_event *e, void *user) { (void)e; ++*(int *)user; return 0; }
static int stop_third(const nn_train_event *e, void *user) { (void)user; return e->epoch == 3; }

static void fits(void)
{
    nn_train_set s = toy();
    int opt;
    for (opt = NN_OPT_SGD; opt < NN_OPT_END; opt++) {
        nn_mlp *m = net(DIM, CLASSES, NN_ACT_RELU, NN_NAMES_DEFAULT);
        nn_train_desc d = NN_ZERO;
        nn_train_result r = NN_ZERO;
        nn_error e = NN_ZERO;
        double loss, acc;
        int steps = 0;
        d.epochs = 60;
        d.optim.kind = (nn_opt)opt;
        d.optim.lr = opt == NN_OPT_SGD ? 0.1 : opt == NN_OPT_LION ? 1e-3 : 0.01;
        d.optim.momentum = opt == NN_OPT_SGD ? 0.9 : 0;
        d.on_step = count_steps;
        d.user = &steps;
        CHECK_OK(nn_train_fit(m, &s, NULL, &d, &r, &e), e);
        CHECK_INT(r.epochs, 60);
        CHECK_INT(r.steps, 60 * 7);
        CHECK_INT(steps, 60 * 7);
        CHECK_MSG(r.train_loss[59] < 0.15 && r.train_metric[59] > 0.95, "%s: loss %g, metric %g", nn_opt_name(d.optim.kind), r.train_loss[59], r.train_metric[59]);
        CHECK(r.val_loss[0] != r.val_loss[0]);
        CHECK_OK(nn_train_evaluate(m, &s, NULL, &loss, &acc, NULL, 1, &e), e);
        CHECK(acc > 0.95 && loss < 0.15);
        nn_train_result_free(&r);
        nn_mlp_destroy(m);
    }
}
/* validation, early stopping, best weights, callbacks, frozen layers, head rate */
static void control(void)
{
    nn_train_set s = toy(), train = s, val = s;
    nn_mlp *m = net(DIM, CLASSES, NN_ACT_RELU, NN_NAMES_DEFAULT), *before = NULL;
    nn_train_desc d = NN_ZERO;
    nn_train_result r = NN_ZERO;
    nn_error e = NN_ZERO;
    double loss;
    size_t i;
    train.n = 40;
    val.x = s.x + 40 * DIM; val.labels = s.labels + 40; val.n = ROWS - 40;
    d.epochs = 300; d.optim.lr = 0.05; d.patience = 5; d.keep_best = 1;
    CHECK_OK(nn_train_fit(m, &train, &val, &d, &r, &e), e);
    CHECK_INT(r.end, NN_END_PATIENCE);
    CHECK(r.epochs < 300 && r.best_epoch == r.epochs - 5);
    CHECK_OK(nn_train_evaluate(m, &val, NULL, &loss, NULL, NULL, 1, &e), e);
    CHECK(loss == r.best && r.val_loss[r.best_epoch - 1] == r.best);
    for (i = 0; i < r.epochs; i++) CHECK(r.val_loss[i] >= r.best);
    nn_train_result_free(&r);
    d.on_epoch = stop_third;
    CHECK_OK(nn_train_fit(m, &train, &val, &d, &r, &e), e);
    CHECK(r.end == NN_END_CALLBACK && r.epochs == 3);
    nn_train_result_free(&r);
    /* of epochs with the same metric the first is kept, or (METRIC_LOSS) that of the lowest loss */
    d.on_epoch = NULL; d.metric = told; told_at = 0.5; d.patience = 0; d.epochs = 40;
    d.monitor = NN_MONITOR_METRIC;
    CHECK_OK(nn_train_fit(m, &train, &val, &d, &r, &e), e);
    CHECK_INT(r.best_epoch, 1);
    nn_train_result_free(&r);
    d.monitor = NN_MONITOR_METRIC_LOSS;
    CHECK_OK(nn_train_fit(m, &train, &val, &d, &r, &e), e);
    CHECK(r.best_epoch > 1 && r.best == r.val_metric[0]);
    for (i = 0; i < r.epochs; i++) CHECK(r.val_loss[i] >= r.val_loss[r.best_epoch - 1]);
    CHECK_OK(nn_train_evaluate(m, &val, NULL, &loss, NULL, NULL, 1, &e), e);
    CHECK(loss == r.val_loss[r.best_epoch - 1]);
    nn_train_result_free(&r);
    d.metric = NULL; d.epochs = 300;
    d.on_epoch = NULL; d.stop_at = 0.8; d.monitor = NN_MONITOR_METRIC; d.patience = 0;
    CHECK_OK(nn_train_fit(m, &train, &val, &d, &r, &e), e);
    CHECK(r.end == NN_END_TARGET && r.best >= 0.8);
    nn_train_result_free(&r);
    /* the frozen backbone keeps its bytes, the head moves; lr of a group switched off */
    memset(&d, 0, sizeof d);
    d.epochs = 2;
    CHECK_OK(nn_mlp_copy(&before, m, NULL, &e), e);
    CHECK_INT(nn_mlp_freeze(m, "layers.*", 1), 4);
    CHECK_OK(nn_train_fit(m, &train, NULL, &d, NULL, &e), e);
    CHECK(memcmp(m->params, before->params, m->n_backbone_params * 4) == 0);
    CHECK(memcmp(m->layers[2].weight, before->layers[2].weight, 36 * 4) != 0);
    CHECK_INT(nn_mlp_freeze(m, NULL, 0), 6);
    CHECK_OK(nn_mlp_copy_params(m, before, &e), e);
    { nn_optim_group g[1] = { { "*.bias", NN_OFF, 0 } };
      d.optim.groups = g; d.optim.n_groups = 1; d.optim.head_lr = 1e-4;
      CHECK_OK(nn_train_fit(m, &train, NULL, &d, NULL, &e), e);
      for (i = 0; i < 3; i++) CHECK(memcmp(m->layers[i].bias, before->layers[i].bias, m->layers[i].n_out * 4) == 0);
      CHECK(memcmp(m->layers[0].weight, before->layers[0].weight, 16 * DIM * 4) != 0);
      for (i = 0; i < 36; i++) CHECK(fabsf(m->layers[2].weight[i] - before->layers[2].weight[i]) < 5e-4f); }
    nn_mlp_destroy(m);
    nn_mlp_destroy(before);
}
/* beside the kind of an optimizer: with amsgrad */
enum { AMSGRAD = 16 };
static uint64_t run_hash(size_t batch, int opt, int threads, int no_fuse, double clip, nn_shuffle sh, size_t interrupt, int keep, const nn_mlp_quant *q, size_t epochs)
{
    nn_train_set s = toy(), val = s;
    nn_mlp_desc md = NN_ZERO;
    static const size_t hidden[] = { 33, 65, 18 };
    nn_mlp *m = NULL;
    nn_train_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_trainer *t = NULL;
    uint64_t h;
    md.n_in = DIM; md.n_out = CLASSES; md.hidden = hidden; md.n_hidden = 3; md.dropout = 0.1; md.act = NN_ACT_GELU;
    CHECK_OK(nn_mlp_create(&m, &md, &e), e);
    val.n = 50;
    s.x += 50 * DIM; s.labels += 50; s.weight = data_w; s.n -= 50;
    d.epochs = epochs; d.batch_size = batch; d.optim.kind = (nn_opt)(opt & 15); d.optim.momentum = 0.5; d.optim.weight_decay = 0.01; d.threads = threads; d.no_fuse = no_fuse; d.clip_norm = clip;
    d.shuffle = sh; d.keep_best = keep; d.qat = q; d.optim.amsgrad = (opt & AMSGRAD) != 0; d.schedule.kind = NN_SCHEDULE_PLATEAU; d.schedule.patience = 1; d.schedule.warmup = 3;
    CHECK_OK(nn_trainer_create(&t, m, &s, &val, &d, &e), e);
    CHECK(t->bytes == nn_train_bytes(m, &s, &val, &d));
    if (interrupt) {
        nn_dict state = NN_ZERO;
        size_t i;
        for (i = 0; i < interrupt; i++) CHECK_OK(nn_trainer_epoch(t, NULL, &e), e);
        CHECK_OK(nn_trainer_state(t, &state, &e), e);
        CHECK_OK(nn_trainer_epoch(t, NULL, &e), e);              /* lost work */
        nn_trainer_destroy(t);
        nn_mlp_destroy(m);
        md.seed = 99;
        CHECK_OK(nn_mlp_create(&m, &md, &e), e);
        CHECK_OK(nn_trainer_create(&t, m, &s, &val, &d, &e), e);
        CHECK_OK(nn_trainer_restore(t, &state, &e), e);
        CHECK_INT(t->epoch, interrupt);
        nn_dict_free(&state);
    }
    { nn_train_result r = NN_ZERO;
      CHECK_OK(nn_trainer_run(t, &r, &e), e);
      h = fnv(m->params, m->n_params * 4) ^ fnv(r.val_loss, r.epochs * 8) * 3 ^ fnv(r.train_loss, r.epochs * 8) * 5;
      nn_train_result_free(&r); }
    nn_trainer_destroy(t);
    nn_mlp_destroy(m);
    return h;
}
/* the same bits: threads 1, 2, 4; fused and not; interrupted and not; all optimizers, shuffles, clipping, best weights, quantization-aware */
static void one_seed_one_result(void)
{
    nn_mlp_quant q = NN_ZERO;
    int row, sh;
    q.how.kind = NN_QUANT_TERNARY;
    for (row = NN_OPT_SGD; row < NN_OPT_END + 2; row++) {
        const int opt = row < NN_OPT_END ? row : AMSGRAD | (row == NN_OPT_END ? NN_OPT_ADAM : NN_OPT_ADAMW);
        uint64_t h = run_hash(32, opt, 1, 0, 0, NN_SHUFFLE_DEFAULT, 0, 1, NULL, 4);
        CHECK(run_hash(32, opt, 2, 0, 0, NN_SHUFFLE_DEFAULT, 0, 1, NULL, 4) == h);
        CHECK(run_hash(32, opt, 4, 0, 0, NN_SHUFFLE_DEFAULT, 0, 1, NULL, 4) == h);
        CHECK(run_hash(32, opt, 1, 1, 0, NN_SHUFFLE_DEFAULT, 0, 1, NULL, 4) == h);
        CHECK(run_hash(32, opt, 1, 0, 1e9, NN_SHUFFLE_DEFAULT, 0, 1, NULL, 4) == h);
        CHECK(run_hash(32, opt, 1, 0, 0, NN_SHUFFLE_DEFAULT, 2, 1, NULL, 4) == h);
        CHECK(run_hash(32, opt, 2, 1, 0, NN_SHUFFLE_DEFAULT, 3, 1, NULL, 4) == h);
        CHECK(run_hash(31, opt, 1, 0, 0, NN_SHUFFLE_DEFAULT, 0, 1, NULL, 4) != h);
        CHECK(run_hash(32, opt, 1, 0, 0.01, NN_SHUFFLE_DEFAULT, 0, 1, NULL, 4) != h);
        if (row >= NN_OPT_END) CHECK(run_hash(32, opt & 15, 1, 0, 0, NN_SHUFFLE_DEFAULT, 0, 1, NULL, 4) != h);
        h = run_hash(16, opt, 1, 0, 0, NN_SHUFFLE_DEFAULT, 0, 0, &q, 4);
        CHECK(run_hash(16, opt, 2, 1, 0, NN_SHUFFLE_DEFAULT, 1, 0, &q, 4) == h);
    }
    for (sh = NN_SHUFFLE_TORCH; sh <= NN_SHUFFLE_NONE; sh++)
        CHECK(run_hash(20, NN_OPT_ADAM, 1, 0, 0, (nn_shuffle)sh, 0, 0, NULL, 4) == run_hash(20, NN_OPT_ADAM, 1, 0, 0, (nn_shuffle)sh, 2, 0, NULL, 4));
}
/* products large enough to be split: 1, 2, 4 threads, held fixed and chosen by timing */
static void threads(void)
{
    enum { N = 160, D = 256 };
    static float x[N * D];
    static int64_t y[N];
    static const size_t hidden[] = { 256, 250 };
    static const int counts[4] = { 1, 2, 4, 0 };
    uint64_t want = 0, got;
    size_t i;
    int k;
    fill(x, N * D, 1);
    for (i = 0; i < N; i++) y[i] = (int64_t)(i % 7);
    for (k = 0; k < 4; k++) {
        nn_mlp_desc md = NN_ZERO;
        nn_mlp *m = NULL;
        nn_train_set s = NN_ZERO;
        nn_train_desc d = NN_ZERO;
        nn_error e = NN_ZERO;
        md.n_in = D; md.n_out = 7; md.hidden = hidden; md.n_hidden = 2;
        CHECK_OK(nn_mlp_create(&m, &md, &e), e);
        s.x = x; s.labels = y; s.n = N;
        d.epochs = 4; d.batch_size = 64; d.threads = counts[k]; d.fixed_threads = counts[k] != 0;
        CHECK_OK(nn_train_fit(m, &s, &s, &d, NULL, &e), e);
        got = fnv(m->params, m->n_params * 4);
        if (k == 0) want = got;
        CHECK_MSG(got == want, "%d threads", counts[k]);
        nn_mlp_destroy(m);
    }
}
/* the same bits on every path this machine has, with the hash kept here */
static void isa_hash(void)
{
    uint64_t h = run_hash(32, NN_OPT_ADAM, 1, 0, 0, NN_SHUFFLE_DEFAULT, 0, 0, NULL, 2);
    printf("isa %s hash %016llx\n", nn_isa_name(), (unsigned long long)h);
    CHECK_MSG(h == UINT64_C(0x6310725b5d222fa9), "the weights differ from every other machine's");
}
/* docs/random.md: DataLoader over 10 items, seed 0 */
static int record_order(const nn_train_event *e, void *user)
{
    size_t *to = (size_t *)user, i;
    for (i = 0; i < 10; i++) to[(e->epoch - 1) * 10 + i] = e->trainer->order[i];
    return 0;
}
/* the short way of small nets against the general one (no_fuse): weights, losses and evaluation, byte for byte */
static uint64_t small_run(int no_fuse, size_t depth, const size_t *width, nn_act act, size_t batch, int tokens, nn_loss loss, size_t n_out, int opt, int frozen, int *is_small)
{
    enum { N = 150, LEN = 5, VOCAB = 4 };
    static float x[N * 100], target[N * 40], w[N];
    static int32_t tok[N * LEN];
    static int64_t y[N];
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    nn_train_set s = NN_ZERO;
    nn_train_desc d = NN_ZERO;
    nn_train_result r = NN_ZERO;
    nn_trainer *t = NULL;
    nn_error e = NN_ZERO;
    size_t i, in = width[0];
    uint64_t h;
    double v[2] = { 0, 0 };
    fill(x, N * 100, 11); fill(target, N * 40, 12); fill(w, N, 13);
    for (i = 0; i < N; i++) { y[i] = (int64_t)(i * 7 % n_out); w[i] += 1.0f; }
    for (i = 0; i < N * 40; i++) target[i] = target[i] > 0 ? 1.0f : 0.0f;
    for (i = 0; i < N * LEN; i++) tok[i] = (int32_t)(i * 13 % 29 % VOCAB);
    md.n_in = tokens ? LEN * VOCAB : in; md.hidden = width + 1; md.n_hidden = depth; md.n_out = n_out; md.act = act; md.slope = 0.1;
    CHECK_OK(nn_mlp_create(&m, &md, &e), e);
    if (tokens) { s.tokens = tok; s.length = LEN; s.vocab = VOCAB; } else { s.x = x; s.ldx = in; }
    if (loss == NN_LOSS_CE) s.labels = y; else s.targets = target;
    if (frozen & 1) s.weight = w;
    s.n = N;
    d.epochs = 3; d.batch_size = batch; d.threads = 1; d.no_fuse = no_fuse; d.loss.kind = loss; d.optim.kind = (nn_opt)opt; d.optim.momentum = 0.5;
    if (frozen & 2) { m->layers[0].frozen_weight = 1; m->layers[depth].frozen_bias = 1; }
    if (frozen & 4) (void)nn_mlp_freeze(m, "layers.*", 1);
    if (frozen & 8) d.clip_norm = 0.1;
    CHECK_OK(nn_trainer_create(&t, m, &s, &s, &d, &e), e);
    *is_small = t->small != NULL;
    CHECK_OK(nn_trainer_run(t, &r, &e), e);
    CHECK_OK(nn_train_evaluate(m, &s, &d.loss, &v[0], &v[1], NULL, 1, &e), e);
    h = fnv(m->params, m->n_params * sizeof(float)) ^ fnv(r.train_loss, 3 * sizeof(double)) * 3 ^ fnv(r.val_loss, 3 * sizeof(double)) * 5 ^ fnv(v, sizeof v) * 7;
    nn_train_result_free(&r);
    nn_trainer_destroy(t);
    nn_mlp_destroy(m);
    return h;
}
static void small_nets(void)
{
    static const size_t wide[][5] = { { 100, 8, 8, 8 }, { 7, 32, 33 }, { 1, 1, 3 }, { 17, 13 }, { 31, 64, 40, 5, 7 }, { 5 } }, depth[] = { 3, 2, 2, 1, 4, 0 };
    static const size_t batch[] = { 1, 7, 16, 32, 33, 128 };
    size_t c, b;
    int a, k, small, general, turn = 0, reached = 0;
    for (c = 0; c < 6; c++) for (b = 0; b < 6; b++) for (a = NN_ACT_RELU; a <= NN_ACT_IDENTITY; a++) {
        const nn_loss loss = (nn_loss)(NN_LOSS_CE + turn % 4);
        const size_t n_out = loss == NN_LOSS_CE ? 5 : turn % 3 ? 1 : 37;
        const int tokens = turn % 5 == 2, opt = 1 + turn % 4, frozen = turn % 16;
        const uint64_t x = small_run(0, depth[c], wide[c], (nn_act)a, batch[b], tokens, loss, n_out, opt, frozen, &small);
        k = x == small_run(1, depth[c], wide[c], (nn_act)a, batch[b], tokens, loss, n_out, opt, frozen, &general);
        reached += small;
        if (!k) printf("net %d, batch %d, act %d, loss %d, outputs %d, tokens %d, opt %d, frozen %d\n", (int)c, (int)batch[b], a, (int)loss, (int)n_out, tokens, opt, frozen);
        CHECK(k && !general);
        turn++;
    }
    CHECK(reached == (strcmp(nn_isa_name(), "ref") == 0 ? 0 : turn));
}
static void torch_orders(void)
{
    static const size_t want[2][20] = { { 6,7,1,4,2,0,9,8,3,5, 2,4,7,0,8,9,5,3,6,1 }, { 3,7,5,2,0,8,1,6,9,4, 1,3,2,7,5,9,0,6,4,8 } };
    nn_train_set s = toy();
    size_t got[20], k;
    s.n = 10;
    for (k = 0; k < 2; k++) {
        nn_mlp *m = net(DIM, CLASSES, NN_ACT_RELU, NN_NAMES_DEFAULT);
        nn_train_desc d = NN_ZERO;
        nn_error e = NN_ZERO;
        d.epochs = 2; d.shuffle = k ? NN_SHUFFLE_TORCH_GENERATOR : NN_SHUFFLE_TORCH; d.literal_seed = 1; d.on_epoch = record_order; d.user = got;
        CHECK_OK(nn_train_fit(m, &s, NULL, &d, NULL, &e), e);
        CHECK(memcmp(got, want[k], sizeof got) == 0);
        nn_mlp_destroy(m);
    }
}
static void trouble(void)
{
    nn_train_set s = toy(), bad;
    nn_mlp *m = net(DIM, CLASSES, NN_ACT_RELU, NN_NAMES_DEFAULT);
    nn_train_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_trainer *t = NULL;
    nn_dict state = NN_ZERO;
    size_t rows[3] = { 0, 1, ROWS };
    d.shuffle = NN_SHUFFLE_NONE;
    data_x[(64 + 3) * DIM] = NAN;
    CHECK_INT(nn_train_fit(m, &s, NULL, &d, NULL, &e), NN_E_NONFINITE);
    CHECK(strncmp(e.msg, "nn_train: epoch 1, step 3: the loss is ", 39) == 0);
    CHECK(m->params[0] - m->params[0] == 0);
    s = toy();
    d.diverged = 1e-3;
    CHECK_INT(nn_train_fit(m, &s, NULL, &d, NULL, &e), NN_E_NONFINITE);
    CHECK(strstr(e.msg, "step 1") && strstr(e.msg, "above the bound"));
    d.diverged = 0;
    data_y[7] = CLASSES;
    CHECK_INT(nn_train_fit(m, &s, NULL, &d, NULL, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_train: training set: nn_loss: row 7: label 3 is outside [0, 3)");
    s = toy();
    d.optim.lr = -0.5;
    CHECK_INT(nn_train_fit(m, &s, NULL, &d, NULL, &e), NN_E_ARG);
    d.optim.lr = NAN;
    CHECK_INT(nn_train_fit(m, &s, NULL, &d, NULL, &e), NN_E_ARG);
    d.optim.lr = 0; d.monitor = NN_MONITOR_LOSS;
    CHECK_INT(nn_train_fit(m, &s, NULL, &d, NULL, &e), NN_E_ARG);
    d.monitor = NN_MONITOR_DEFAULT;
    bad = s; bad.n = 0;
    CHECK_INT(nn_train_fit(m, &bad, NULL, &d, NULL, &e), NN_E_ARG);
    bad = s; bad.labels = NULL;
    CHECK_INT(nn_train_fit(m, &bad, NULL, &d, NULL, &e), NN_E_ARG);
    bad = s; bad.ldx = 3;
    CHECK_INT(nn_train_fit(m, &bad, NULL, &d, NULL, &e), NN_E_ARG);
    CHECK_OK(nn_trainer_create(&t, m, &s, NULL, &d, &e), e);
    CHECK_INT(nn_trainer_step(t, rows, 3, NULL, &e), NN_E_ARG);
    CHECK_INT(nn_trainer_restore(t, &state, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_trainer_restore: 'state.counters' is missing");
    CHECK_OK(nn_trainer_state(t, &state, &e), e);
    nn_i64(nn_dict_get(&state, "state.counters"))[5] += 100;       /* a best epoch that nobody ran */
    CHECK_INT(nn_trainer_restore(t, &state, &e), NN_E_ARG);
    CHECK(strstr(e.msg, "best epoch"));
    nn_i64(nn_dict_get(&state, "state.counters"))[5] -= 100;
    nn_i64(nn_dict_get(&state, "state.counters"))[1] = 100;
    CHECK_INT(nn_trainer_restore(t, &state, &e), NN_E_ARG);
    nn_dict_free(&state);
    nn_trainer_destroy(t);
    nn_mlp_destroy(m);
}
/* own loop over own batches, MSE on targets, token sets */
static void stepwise(void)
{
    nn_train_set s = toy(), batch;
    nn_mlp *m = net(DIM, CLASSES, NN_ACT_TANH, NN_NAMES_DEFAULT), *c = NULL;
    nn_train_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_trainer *t = NULL, *u = NULL;
    double a, b;
    size_t i, rows[16];
    s.labels = NULL; s.targets = data_t;
    d.loss.kind = NN_LOSS_MSE; d.batch_size = 16;
    CHECK_OK(nn_mlp_copy(&c, m, NULL, &e), e);
    CHECK_OK(nn_trainer_create(&t, m, &s, NULL, &d, &e), e);
    CHECK_OK(nn_trainer_create(&u, c, &s, NULL, &d, &e), e);
    for (i = 0; i < 16; i++) rows[i] = 32 + i;
    batch = s;
    batch.x += 32 * DIM; batch.targets += 32 * CLASSES; batch.n = 16;
    for (i = 0; i < 5; i++) {
        CHECK_OK(nn_trainer_step(t, rows, 16, &a, &e), e);
        CHECK_OK(nn_trainer_step_batch(u, &batch, &b, &e), e);
        CHECK(a == b);
    }
    CHECK(memcmp(m->params, c->params, m->n_params * 4) == 0);
    batch.n = 17;
    CHECK_INT(nn_trainer_step_batch(u, &batch, &b, &e), NN_E_ARG);
    nn_trainer_destroy(t);
    nn_trainer_destroy(u);
    nn_mlp_destroy(m);
    nn_mlp_destroy(c);
}
/* is token 0 the majority of a row? a third of the labels corrupted in stage 1 */
enum { TOK = 480 };
static int32_t tok_x[TOK * 5];
static int64_t tok_y[TOK], tok_bad[TOK];
static void token_task(void)
{
    nn_rng r = nn_rng_make(3, NN_STREAM_USER, 0);
    size_t i, j, n;
    for (i = 0; i < TOK; i++) {
        for (j = n = 0; j < 5; j++) { tok_x[i * 5 + j] = (int32_t)nn_rng_below(&r, 3); n += tok_x[i * 5 + j] == 0; }
        tok_y[i] = n >= 2;
        tok_bad[i] = i % 3 == 0 ? 1 - tok_y[i] : tok_y[i];
    }
}
static void two_stage_desc(nn_two_stage_desc *d)
{
    nn_two_stage_desc zero = NN_ZERO;
    *d = zero;
    d->clean.tokens = tok_x; d->clean.length = 5; d->clean.vocab = 3; d->clean.labels = tok_y; d->clean.n = 400;
    d->corrupted = d->clean;
    d->corrupted.labels = tok_bad;
    d->val = d->clean;
    d->val.tokens = tok_x + 400 * 5; d->val.labels = tok_y + 400; d->val.n = TOK - 400;
    d->train.optim.lr = 0.01;
    d->stage1_epochs = 20;
    d->stage2_epochs = 30;
    d->lr_factor = 0.5;
}
static void two_stages(void)
{
    nn_two_stage_desc d;
    nn_two_stage_result r = NN_ZERO;
    nn_mlp *m, *deg;
    nn_error e = NN_ZERO;
    double loss, acc;
    token_task();
    two_stage_desc(&d);
    m = net(15, 1, NN_ACT_RELU, NN_NAMES_NETWORK);
    deg = net(15, 1, NN_ACT_RELU, NN_NAMES_NETWORK);
    CHECK_OK(nn_train_two_stage(m, deg, &d, &r, &e), e);
    CHECK_INT(r.accepted, 1);
    CHECK(r.degraded_loss <= 0.95 * r.stage1.val_loss[0] && r.stage1.epochs >= 2);
    CHECK(r.improved_metric > r.degraded_metric && r.improved_metric > 0.95);
    d.val.n = TOK - 400;
    { nn_loss_desc bce = NN_ZERO;
      bce.kind = NN_LOSS_BCE;
      CHECK_OK(nn_train_evaluate(m, &d.val, &bce, &loss, &acc, NULL, 1, &e), e);
      CHECK(loss == r.improved_loss && acc == r.improved_metric);
      CHECK_OK(nn_train_evaluate(deg, &d.val, &bce, &loss, &acc, NULL, 1, &e), e);
      CHECK(loss == r.degraded_loss && acc == r.degraded_metric); }
    nn_two_stage_result_free(&r);
    d.stage1_epochs = 1;                              /* no second epoch: never 5 % better */
    CHECK_OK(nn_train_two_stage(m, deg, &d, &r, &e), e);
    CHECK(r.accepted == 0 && r.stage2.epochs == 0);
    nn_two_stage_result_free(&r);
    nn_mlp_destroy(m);
    nn_mlp_destroy(deg);
}
static nn_status failing_job(size_t i, void *user, nn_error *err)
{
    ((int *)user)[i]++;
    return i == 3 || i == 7 ? nn_error_set(err, NN_E_LIMIT, "job %zu", i) : NN_OK;
}
static void population(void)
{
    nn_train_set s = toy();
    uint64_t h[2][6];
    int done[10] = { 0 }, k;
    size_t i;
    nn_error e = NN_ZERO;
    for (k = 0; k < 2; k++) {
        nn_mlp *m[6];
        nn_train_desc d[6];
        nn_train_result r[6];
        nn_status st[6];
        for (i = 0; i < 6; i++) {
            nn_train_desc zero = NN_ZERO;
            m[i] = net(DIM, CLASSES, NN_ACT_RELU, NN_NAMES_NETWORK);
            d[i] = zero;
            d[i].epochs = 3 + i;
            d[i].seed = i + 1;
        }
        d[4].optim.lr = -1e9;
        CHECK_INT(nn_train_population(m, 6, &s, 0, NULL, 0, d, 1, r, st, k ? 4 : 1, &e), NN_E_ARG);
        for (i = 0; i < 6; i++) {
            CHECK_INT(st[i], i == 4 ? NN_E_ARG : NN_OK);
            h[k][i] = fnv(m[i]->params, m[i]->n_params * 4);
            if (i != 4) { CHECK_INT(r[i].epochs, 3 + i); nn_train_result_free(&r[i]); }
            nn_mlp_destroy(m[i]);
        }
    }
    CHECK(memcmp(h[0], h[1], sizeof h[0]) == 0 && h[0][0] != h[0][1]);
    CHECK_INT(nn_population_run(10, failing_job, done, 2, &e), NN_E_LIMIT);
    CHECK_STR(e.msg, "job 3");
    for (i = 0; i < 10; i++) CHECK_INT(done[i], 1);
}
/* drop_last drops a batch that is cut short, never a full one */
static void last_batch(void)
{
    nn_train_set s = toy();
    size_t batch;
    for (batch = 50; batch <= 60; batch += 10) {          /* 200 = 4 x 50 = 3 x 60 + 20 */
        nn_mlp *m = net(DIM, CLASSES, NN_ACT_RELU, NN_NAMES_NETWORK);
        nn_train_desc d = NN_ZERO;
        nn_trainer *t = NULL;
        nn_error e = NN_ZERO;
        d.epochs = 1;
        d.batch_size = batch;
        d.drop_last = 1;
        CHECK_OK(nn_trainer_create(&t, m, &s, NULL, &d, &e), e);
        if (t) {
            CHECK_OK(nn_trainer_epoch(t, NULL, &e), e);
            CHECK_INT(t->step, ROWS / batch);
        }
        nn_trainer_destroy(t);
        nn_mlp_destroy(m);
    }
}
/* biases alone, weights alone: what is frozen stays, what is not is learned the same way by small nets and large */
static void half_frozen(void)
{
    nn_train_set s = toy();
    size_t l, i;
    int bias, no_fuse;
    for (bias = 0; bias < 2; bias++) {
        nn_mlp *m[2], *from = net(DIM, CLASSES, NN_ACT_RELU, NN_NAMES_NETWORK);
        for (no_fuse = 0; no_fuse < 2; no_fuse++) {
            nn_train_desc d = NN_ZERO;
            nn_error e = NN_ZERO;
            m[no_fuse] = net(DIM, CLASSES, NN_ACT_RELU, NN_NAMES_NETWORK);
            for (l = 0; l < 3; l++) {
                m[no_fuse]->layers[l].frozen_bias = bias;
                m[no_fuse]->layers[l].frozen_weight = !bias;
            }
            d.epochs = 2;
            d.batch_size = 8;
            d.no_fuse = no_fuse;
            CHECK_OK(nn_train_fit(m[no_fuse], &s, NULL, &d, NULL, &e), e);
        }
        CHECK(memcmp(m[0]->params, m[1]->params, m[0]->n_params * sizeof(float)) == 0);
        for (l = 0; l < 3; l++) {
            const nn_mlp_layer *y = &m[0]->layers[l];
            const size_t weights = y->n_in * y->n_out;
            size_t moved[2] = { 0, 0 };
            for (i = 0; i < weights + y->n_out; i++)
                moved[i >= weights] += bits(m[0]->params[y->offset + i]) != bits(from->params[y->offset + i]);
            CHECK_MSG(moved[bias ? 1 : 0] == 0 && moved[bias ? 0 : 1] > 0, "layer %zu: %zu weights, %zu biases moved", l,
                      moved[0], moved[1]);
        }
        nn_mlp_destroy(m[0]);
        nn_mlp_destroy(m[1]);
        nn_mlp_destroy(from);
    }
}
/* Only create allocates, exactly what nn_train_bytes says; every failing call is an error without a leak */
static void memory(void)
{
    nn_train_set s = toy();
    long k;
    int done = 0;
    for (k = 1; !done && k < 60; k++) {
        test_heap h = { 0 };
        static const size_t hidden[] = { 8 };
        nn_mlp_desc md = NN_ZERO;
        nn_mlp *m = NULL;
        nn_train_desc d = NN_ZERO;
        nn_train_result r = NN_ZERO;
        nn_trainer *t = NULL;
        nn_dict state = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_status st;
        md.n_in = DIM; md.n_out = CLASSES; md.hidden = hidden; md.n_hidden = 1; md.alloc = test_heap_hooks(&h);
        CHECK_OK(nn_mlp_create(&m, &md, &e), e);
        state.alloc = md.alloc;
        d.epochs = 2; d.keep_best = 1; d.clip_norm = 1;
        h.calls = 0;
        h.fail_at = k;
        st = nn_trainer_create(&t, m, &s, &s, &d, &e);
        if (st == NN_OK) {
            long calls = h.calls;
            st = nn_trainer_epoch(t, NULL, &e);
            CHECK_INT(h.calls, calls);
            CHECK_INT(calls, 1);
        }
        if (st == NN_OK) st = nn_trainer_state(t, &state, &e);
        if (st == NN_OK) st = nn_trainer_restore(t, &state, &e);
        if (st == NN_OK) st = nn_trainer_run(t, &r, &e);
        nn_trainer_destroy(t);
        if (st == NN_OK) { nn_train_result_free(&r); st = nn_train_fit(m, &s, &s, &d, &r, &e); }
        if (st == NN_OK) st = nn_train_evaluate(m, &s, NULL, NULL, NULL, NULL, 1, &e);
        if (st == NN_OK) done = 1; else CHECK_MSG(st == NN_E_NOMEM, "call %ld: %s", k, e.msg);
        nn_train_result_free(&r);
        nn_dict_free(&state);
        nn_mlp_destroy(m);
        CHECK_MSG(h.live == 0, "call %ld leaks", k);
    }
    CHECK(done);
}
int main(void)
{
    RUN(losses); RUN(loss_names); RUN(loss_edges); RUN(optimizer_vectors); RUN(schedules); RUN(loop_figures); RUN(gradients); RUN(gradients_tokens); RUN(gradient_of_a_function);
    RUN(fits); RUN(control); RUN(one_seed_one_result); RUN(threads); RUN(isa_hash); RUN(small_nets); RUN(torch_orders); RUN(trouble); RUN(stepwise); RUN(two_stages); RUN(population); RUN(memory);
    RUN(last_batch); RUN(half_frozen);
    return test_report();
}
