/* tests/test_bilevel.c - nn_train.h [BILEVEL]: hypergradients against central differences, memory flat in steps, selectors, MAML */
#define NN_IMPLEMENTATION
#include "../nn_train.h"
#include "nn_test.h"

#define NS 23
#define NQ 17
#define NI 4
static double xs[NS * NI], ys[NS], ws[NS], xq[NQ * NI], yq[NQ];
static int64_t zq[NQ];
static uint64_t state = 9;
static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * (1.0 / 9007199254740992.0);
}
static void fill(void)
{
    size_t i;
    for (i = 0; i < NS * NI; i++) xs[i] = 3.0 * uniform() - 1.5;
    for (i = 0; i < NQ * NI; i++) xq[i] = 3.0 * uniform() - 1.5;
    for (i = 0; i < NS; i++) { ys[i] = uniform() < 0.5; ws[i] = 0.2 + 2.0 * uniform(); }
    for (i = 0; i < NQ; i++) { yq[i] = uniform() < 0.5; zq[i] = i % 3 == 0; }
}
static double outer_value(const nn_bilevel_desc *d, const double *theta, const nn_inner_data *s, const nn_inner_data *q)
{
    nn_bilevel_result r;
    if (nn_bilevel_run(&r, NULL, NULL, NULL, theta, s, q, d, NULL) != NN_OK) return nn_accuracy(NULL, NULL, 0);
    return r.outer;
}
static nn_inner model_of(int kind)
{
    nn_inner m = NN_ZERO;
    m.n_in = NI;
    if (kind) { m.n_hidden = 2; m.hidden[0] = 6; m.hidden[1] = 5; }
    m.act = kind == 1 ? NN_ACT_TANH : kind == 2 ? NN_ACT_SIGMOID : kind == 3 ? NN_ACT_SILU : NN_ACT_RELU;
    if (kind == 3) m.loss = NN_INNER_MSE;
    return m;
}
/* (ReLU takes a step of 1e-6: a kink inside the step is no error of ours.) Central difference with Richardson extrapolation: error O(h^4) */
static double slope(double *at, double h, const nn_bilevel_desc *d, const double *theta, const nn_inner_data *s, const nn_inner_data *q)
{
    const double keep = *at;
    double a, b;
    *at = keep + h; a = outer_value(d, theta, s, q); *at = keep - h; a -= outer_value(d, theta, s, q);
    *at = keep + 2 * h; b = outer_value(d, theta, s, q); *at = keep - 2 * h; b -= outer_value(d, theta, s, q);
    *at = keep;
    return (8.0 * a - b) / (12.0 * h);
}
static void hypergradients(void)
{
    double worst = 0.0;
    int kind, mom;
    size_t K, i;
    fill();
    for (kind = 0; kind < 5; kind++)
        for (mom = 0; mom < 2; mom++)
            for (K = 1; K <= 10; K++) {
                nn_bilevel_desc d = NN_ZERO;
                nn_inner_data s = NN_ZERO, q = NN_ZERO;
                double theta[128], dw[NS], dt[128], scale_w = 0.0, scale_t = 0.0;
                nn_error e = NN_ZERO;
                size_t P;
                d.model = model_of(kind);
                d.steps = K;
                d.lr = 0.3;
                d.momentum = mom ? 0.8 : 0.0;
                d.weight_decay = mom ? 0.05 : 0.0;
                d.lambda_fair = 0.4;
                d.fair_square = K & 1;
                P = nn_inner_count(&d.model);
                CHECK(P <= 128);
                CHECK_OK(nn_inner_init(theta, &d.model, 3, &e), e);
                s.n = NS; s.x = xs; s.y = ys; s.weight = ws;
                q.n = NQ; q.x = xq; q.y = yq; q.z = zq;
                CHECK_OK(nn_bilevel_run(NULL, dw, dt, NULL, theta, &s, &q, &d, &e), e);
                for (i = 0; i < NS; i++) if (fabs(dw[i]) > scale_w) scale_w = fabs(dw[i]);
                for (i = 0; i < P; i++) if (fabs(dt[i]) > scale_t) scale_t = fabs(dt[i]);
                CHECK(scale_w > 1e-6 && scale_t > 1e-6);
                for (i = 0; i < NS; i += kind ? 5 : 1) {
                    double r = fabs(dw[i] - slope(&ws[i], kind == 4 ? 1e-6 : 1e-3, &d, theta, &s, &q)) / scale_w;
                    if (r > worst) worst = r;
                    CHECK_MSG(r < 1e-6, "model %d momentum %d steps %zu: dweight[%zu] off by %g of the largest", kind, mom, K, i, r);
                }
                for (i = 0; i < P; i += kind ? 7 : 1) {
                    double r = fabs(dt[i] - slope(&theta[i], kind == 4 ? 1e-6 : 1e-3, &d, theta, &s, &q)) / scale_t;
                    if (r > worst) worst = r;
                    CHECK_MSG(r < 1e-6, "model %d momentum %d steps %zu: dtheta[%zu] off by %g of the largest", kind, mom, K, i, r);
                }
            }
    printf("hypergradients: worst difference %.2g of the largest component\n", worst);
}
static void hessian_vector(void)
{
    nn_inner m = model_of(1);
    double theta[128], v[128], hv[128], a[128], b[128], tangent[NS], each_a[NS], each_b[NS], h = 1e-5;
    nn_inner_data s = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t P = nn_inner_count(&m), i;
    fill();
    s.n = NS; s.x = xs; s.y = ys; s.weight = ws;
    CHECK_OK(nn_inner_init(theta, &m, 4, &e), e);
    for (i = 0; i < P; i++) v[i] = uniform() - 0.5;
    CHECK_OK(nn_inner_hvp(hv, tangent, &m, theta, v, &s, NULL, &e), e);
    for (i = 0; i < P; i++) theta[i] += h * v[i];
    CHECK_OK(nn_inner_loss_grad(NULL, a, NULL, each_a, &m, theta, &s, NULL, &e), e);
    for (i = 0; i < P; i++) theta[i] -= 2 * h * v[i];
    CHECK_OK(nn_inner_loss_grad(NULL, b, NULL, each_b, &m, theta, &s, NULL, &e), e);
    for (i = 0; i < P; i++) CHECK_NEAR(hv[i], (a[i] - b[i]) / (2 * h), 1e-9);
    for (i = 0; i < NS; i++) CHECK_NEAR(tangent[i], (each_a[i] - each_b[i]) / (2 * h), 1e-8);
}
/* the fast sigmoid of inner models beside nn_sigmoid; a transposed support given or made changes no bit */
static void fast_paths(void)
{
    double x[1001], p[1001], xt[NS * NI], a[NS], b[NS], worst = 0.0, theta[8];
    nn_bilevel_desc d = NN_ZERO;
    nn_inner_data s = NN_ZERO, q = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, j;
    fill();
    for (i = 0; i < 1001; i++) x[i] = i < 500 ? 12.0 * uniform() - 6.0 : 1380.0 * uniform() - 690.0;
    nni_vprob_for(nni_isa())(p, x, 1001);
    for (i = 0; i < 1001; i++) { const double want = nn_sigmoid(x[i]), r = fabs(p[i] - want) / (want * 2.3e-16); if (r > worst) worst = r; }
    CHECK_MSG(worst < 4.0, "vprob is %g ulp off", worst);
    for (i = 0; i < NS; i++) for (j = 0; j < NI; j++) xt[j * NS + i] = xs[i * NI + j];
    d.model.n_in = NI;
    d.lr = 0.3;
    CHECK_OK(nn_inner_init(theta, &d.model, 3, &e), e);
    s.n = NS; s.x = xs; s.y = ys; s.weight = ws;
    q.n = NQ; q.x = xq; q.y = yq; q.z = zq;
    CHECK_OK(nn_bilevel_run(NULL, a, NULL, NULL, theta, &s, &q, &d, &e), e);
    s.xt = xt;
    d.no_losses = 1;
    CHECK_OK(nn_bilevel_run(NULL, b, NULL, NULL, theta, &s, &q, &d, &e), e);
    CHECK(memcmp(a, b, sizeof a) == 0);
}
static void orders_and_checkpoints(void)
{
    nn_bilevel_desc d = NN_ZERO;
    nn_inner_data s = NN_ZERO, q = NN_ZERO;
    double theta[128], dw[NS], dw1[NS], dt[128], dt1[128];
    nn_bilevel_result r;
    nn_error e = NN_ZERO;
    size_t P, i, K, flat;
    test_heap h = { 0 };
    fill();
    d.model = model_of(1);
    d.lr = 0.3;
    d.momentum = 0.5;
    P = nn_inner_count(&d.model);
    CHECK_OK(nn_inner_init(theta, &d.model, 3, &e), e);
    s.n = NS; s.x = xs; s.y = ys; s.weight = ws;
    q.n = NQ; q.x = xq; q.y = yq; q.z = zq;
    for (K = 1; K <= 12; K++) {                          /* the states kept do not change a bit */
        d.steps = K;
        d.keep = 0;
        CHECK_OK(nn_bilevel_run(&r, dw, dt, NULL, theta, &s, &q, &d, &e), e);
        for (d.keep = 1; d.keep <= K; d.keep += 2) {
            CHECK_OK(nn_bilevel_run(NULL, dw1, dt1, NULL, theta, &s, &q, &d, &e), e);
            CHECK(memcmp(dw, dw1, sizeof dw) == 0 && memcmp(dt, dt1, P * sizeof *dt) == 0);
        }
    }
    d.keep = 0;
    d.alloc = test_heap_hooks(&h);
    d.steps = 4;
    CHECK_OK(nn_bilevel_run(&r, dw, dt, NULL, theta, &s, &q, &d, &e), e);
    CHECK_INT(h.calls, 1);                               /* one block, and its size was known before */
    CHECK_INT(r.bytes, nn_bilevel_bytes(&d, NS, NQ));
    flat = r.bytes;
    d.steps = 400;
    CHECK(nn_bilevel_bytes(&d, NS, NQ) - flat < 60 * P * sizeof(double));      /* 3 sqrt(400) states, nothing per step and row */
    h.fail_at = h.calls + 1;
    CHECK_INT(nn_bilevel_run(&r, dw, dt, NULL, theta, &s, &q, &d, &e), NN_E_NOMEM);
    CHECK_INT(h.live, 0);
    h.fail_at = 0;
    d.steps = 1;
    d.order = NN_ORDER_SECOND;
    CHECK_OK(nn_bilevel_run(&r, dw, dt, NULL, theta, &s, &q, &d, &e), e);
    d.order = NN_ORDER_ONE_STEP;                         /* one step: all three forms give the same weights' gradient */
    CHECK_OK(nn_bilevel_run(&r, dw1, dt1, NULL, theta, &s, &q, &d, &e), e);
    CHECK(memcmp(dw, dw1, sizeof dw) == 0);
    d.order = NN_ORDER_FIRST;
    CHECK_OK(nn_bilevel_run(&r, dw1, dt1, NULL, theta, &s, &q, &d, &e), e);
    CHECK(memcmp(dw, dw1, sizeof dw) == 0 && memcmp(dt, dt1, P * sizeof *dt) != 0);
    /* Ren et al.: from weights 0 one step leaves theta where it is (momentum 0), so the gradient is -lr <grad_i, grad of the query> / n */
    {
        double zero[NS], gq[128], gi[128];
        for (i = 0; i < NS; i++) zero[i] = 0.0;
        d.momentum = 0.0;
        d.order = NN_ORDER_ONE_STEP;
        s.weight = zero;
        q.z = NULL;
        CHECK_OK(nn_bilevel_run(&r, dw, NULL, NULL, theta, &s, &q, &d, &e), e);
        CHECK_OK(nn_inner_loss_grad(NULL, gq, NULL, NULL, &d.model, theta, &q, NULL, &e), e);
        for (i = 0; i < NS; i += 4) {
            nn_inner_data one = s;
            size_t j;
            double dot = 0.0;
            one.n = 1; one.x = xs + i * NI; one.y = ys + i; one.weight = NULL;
            CHECK_OK(nn_inner_loss_grad(NULL, gi, NULL, NULL, &d.model, theta, &one, NULL, &e), e);
            for (j = 0; j < P; j++) dot += gi[j] * gq[j];
            CHECK_NEAR(dw[i], -d.lr * dot / NS, 1e-14);
        }
    }
    /* rows of weight 0 have no Hessian, so first order is exact there: weight decay and momentum are not what it leaves out */
    {
        double zero[NS];
        for (i = 0; i < NS; i++) zero[i] = 0.0;
        s.weight = zero;
        d.steps = 5;
        d.weight_decay = 0.3;
        d.momentum = 0.5;
        d.order = NN_ORDER_SECOND;
        CHECK_OK(nn_bilevel_run(&r, dw, dt, NULL, theta, &s, &q, &d, &e), e);
        d.order = NN_ORDER_FIRST;
        CHECK_OK(nn_bilevel_run(&r, dw1, dt1, NULL, theta, &s, &q, &d, &e), e);
        for (i = 0; i < P; i++) CHECK_NEAR(dt1[i], dt[i], 1e-15);
        for (i = 0; i < NS; i++) CHECK_NEAR(dw1[i], dw[i], 1e-15);
        d.weight_decay = d.momentum = 0.0;
    }
    d.lr = 1e200;
    s.weight = ws;
    d.steps = 6;
    d.model = model_of(3);
    CHECK_INT(nn_bilevel_run(&r, dw, dt, NULL, theta, &s, &q, &d, &e), NN_E_NONFINITE);
    d.model.act = NN_ACT_GELU;
    CHECK_INT(nn_bilevel_run(&r, dw, dt, NULL, theta, &s, &q, &d, &e), NN_E_UNSUPPORTED);
    CHECK_INT(h.live, 0);
}
/* live weights: w_i = sigmoid(a z_i), z_i the model's own score; a is the "policy" */
typedef struct live_ctx { double a, da, w[NS], score[NS]; const nn_inner *m; const nn_inner_data *s; } live_ctx;
static void live_weights(double *w, size_t step, const double *theta, void *user)
{
    live_ctx *c = (live_ctx *)user;
    size_t i;
    (void)step;
    (void)nn_inner_loss_grad(NULL, NULL, c->score, NULL, c->m, theta, c->s, NULL, NULL);
    for (i = 0; i < NS; i++) w[i] = nn_sigmoid(c->a * c->score[i]);
}
static void live_back(double *dtheta, const double *dw, size_t step, const double *theta, void *user)
{
    live_ctx *c = (live_ctx *)user;
    size_t i, j;
    double w[NS];
    live_weights(w, step, theta, user);
    for (i = 0; i < NS; i++) {
        double dz = dw[i] * w[i] * (1.0 - w[i]);
        c->da += dz * c->score[i];
        for (j = 0; j < NI; j++) dtheta[j] += dz * c->a * xs[i * NI + j];    /* logistic regression: dscore/dtheta = x */
        dtheta[NI] += dz * c->a;
    }
}
static void live(void)
{
    nn_bilevel_desc d = NN_ZERO;
    nn_inner_data s = NN_ZERO, q = NN_ZERO;
    double theta[8], dt[8];
    live_ctx c;
    nn_error e = NN_ZERO;
    size_t i;
    fill();
    memset(&c, 0, sizeof c);
    d.model = model_of(0);
    d.steps = 7;
    d.lr = 0.4;
    d.weights = live_weights;
    d.weights_back = live_back;
    d.user = &c;
    s.n = NS; s.x = xs; s.y = ys;
    q.n = NQ; q.x = xq; q.y = yq;
    c.m = &d.model; c.s = &s; c.a = 0.7;
    CHECK_OK(nn_inner_init(theta, &d.model, 3, &e), e);
    CHECK_OK(nn_bilevel_run(NULL, NULL, dt, NULL, theta, &s, &q, &d, &e), e);
    { double da = c.da; CHECK_NEAR(da, slope(&c.a, 1e-3, &d, theta, &s, &q), 1e-9); CHECK(fabs(da) > 1e-6); }
    for (i = 0; i <= NI; i++) CHECK_NEAR(dt[i], slope(&theta[i], 1e-3, &d, theta, &s, &q), 1e-9);
}
/* The sine task of Finn et al. (2017), small: 1-20-20-1 relu, 5 points, one inner step. Gradients against differences; after a short training one step from the
 * learned start beats the start itself and one step from weights trained on all tasks together. */
typedef struct sine { double x[10], y[10]; } sine;
static void sine_make(sine *t, nn_rng *g)
{
    const double a = 0.1 + 4.9 * nn_rng_f64(g), phase = 3.14159265358979 * nn_rng_f64(g);
    double c;
    int i;
    for (i = 0; i < 10; i++) { t->x[i] = 10.0 * nn_rng_f64(g) - 5.0; nn_sincos(t->x[i] - phase, &t->y[i], &c); t->y[i] *= a; }
}
static void sine_task(nn_maml_task *t, const sine *s)
{
    memset(t, 0, sizeof *t);
    t->support.n = t->query.n = 5;
    t->support.x = s->x; t->support.y = s->y;
    t->query.x = s->x + 5; t->query.y = s->y + 5;
}
static void adam(double *theta, double *m, double *v, const double *g, size_t n, int t)
{
    size_t i;
    for (i = 0; i < n; i++) {
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
        theta[i] -= 5e-3 * (m[i] / (1 - pow(0.9, t))) / (sqrt(v[i] / (1 - pow(0.999, t))) + 1e-8);
    }
}
static void maml(void)
{
    enum { B = 10, T = 200, MOST = 512 };
    static sine s[T];
    static nn_maml_task task[T];
    static double theta[3][MOST], m[3][MOST], v[3][MOST], g[MOST], g2[MOST], all_x[B * 10], all_y[B * 10];
    nn_bilevel_desc d = NN_ZERO;
    nn_rng r = nn_rng_make(5, NN_STREAM_USER, 0);
    nn_error e = NN_ZERO;
    double value, before[3], after[3], h = 1e-6, worst = 0.0;
    size_t P, i, k;
    int it;
    d.model.n_in = 1; d.model.n_hidden = 2; d.model.hidden[0] = d.model.hidden[1] = 20; d.model.loss = NN_INNER_MSE;
    d.steps = 1;
    d.lr = 0.01;
    P = nn_inner_count(&d.model);
    CHECK(P <= MOST);
    CHECK_OK(nn_inner_init(theta[0], &d.model, 1, &e), e);
    memcpy(theta[1], theta[0], sizeof theta[0]);
    memcpy(theta[2], theta[0], sizeof theta[0]);
    for (i = 0; i < B; i++) { sine_make(&s[i], &r); sine_task(&task[i], &s[i]); }
    CHECK_OK(nn_maml_grad(&value, g, theta[0], task, B, &d, 1, &e), e);
    CHECK_OK(nn_maml_grad(NULL, g2, theta[0], task, B, &d, 2, &e), e);
    CHECK(memcmp(g, g2, P * sizeof *g) == 0);
    for (i = 0; i < P; i += 13) {
        double a, b, keep = theta[0][i];
        theta[0][i] = keep + h; CHECK_OK(nn_maml_grad(&a, NULL, theta[0], task, B, &d, 1, &e), e);
        theta[0][i] = keep - h; CHECK_OK(nn_maml_grad(&b, NULL, theta[0], task, B, &d, 1, &e), e);
        theta[0][i] = keep;
        if (fabs(g[i] - (a - b) / (2 * h)) > worst) worst = fabs(g[i] - (a - b) / (2 * h));
    }
    CHECK_MSG(worst < 1e-7, "the gradient in the initial weights is off by %g", worst);
    for (it = 1; it <= 1500; it++) {                       /* 0: exact, 1: first order, 2: all tasks together */
        for (i = 0; i < B; i++) {
            sine_make(&s[i], &r);
            sine_task(&task[i], &s[i]);
            memcpy(all_x + 10 * i, s[i].x, sizeof s[i].x);
            memcpy(all_y + 10 * i, s[i].y, sizeof s[i].y);
        }
        for (k = 0; k < 3; k++) {
            nn_inner_data all = NN_ZERO;
            all.n = B * 10; all.x = all_x; all.y = all_y;
            d.order = k == 1 ? NN_ORDER_FIRST : NN_ORDER_SECOND;
            if (k < 2) CHECK_OK(nn_maml_grad(NULL, g, theta[k], task, B, &d, 1, &e), e);
            else CHECK_OK(nn_inner_loss_grad(NULL, g, NULL, NULL, &d.model, theta[k], &all, NULL, &e), e);
            adam(theta[k], m[k], v[k], g, P, it);
        }
    }
    for (i = 0; i < T; i++) { sine_make(&s[i], &r); sine_task(&task[i], &s[i]); }
    for (k = 0; k < 3; k++) {
        d.lr = 1e-300;                                      /* a step of nothing: the loss before the update */
        CHECK_OK(nn_maml_grad(&before[k], NULL, theta[k], task, T, &d, 1, &e), e);
        d.lr = 0.01;
        CHECK_OK(nn_maml_grad(&after[k], NULL, theta[k], task, T, &d, 1, &e), e);
    }
    printf("maml, 5-shot sine: before and after one step: exact %.2f %.2f, first order %.2f %.2f, joint %.2f %.2f\n", before[0], after[0], before[1], after[1], before[2], after[2]);
    CHECK(after[0] < 0.7 * before[0] && after[0] < 0.8 * after[2]);
    CHECK(after[1] < 0.8 * before[1] && after[1] < 0.9 * after[2]);
    CHECK_INT(nn_maml_grad(&value, g, theta[0], task, 0, &d, 1, &e), NN_E_ARG);
}
static void features_and_selection(void)
{
    enum { N = 9 };
    static const int64_t y[N] = { 1, 0, 1, 0, 1, 0, 1, 0, 1 }, z[N] = { 0, 0, 1, 1, 0, 1, 1, 0, 0 }, yc[N] = { 1, 0, 0, 0, 1, 1, 1, 0, 1 };
    double p[N] = { 0.9, 0.2, 0.1, 0.4, 0.6, 0.95, 0.7, 0.3, 0.55 }, loss[N], dp[N];
    float f[N * NN_META_FEATURES], up[N * NN_META_FEATURES], g[N * NN_META_FEATURES];
    uint8_t keep[N];
    nn_selection s;
    nn_mlp *pol = NULL;
    nn_error e = NN_ZERO;
    size_t i, j, kept = 0;
    CHECK_OK(nn_meta_features(f, p, y, z, N, 2, NULL, &e), e);
    CHECK_NEAR(f[0], -log(0.9), 1e-7);
    CHECK_NEAR(f[1], 0.9, 1e-7);
    CHECK_NEAR(f[2], -(0.9 * log(0.9) + 0.1 * log(0.1)), 1e-7);
    CHECK_NEAR(f[9], 0.0, 0);                                        /* the smallest loss */
    CHECK_NEAR(f[5 * NN_META_FEATURES + 9], 1.0, 0);                 /* row 5: label 0 at p = .95 */
    CHECK_NEAR(f[2 * NN_META_FEATURES + 5], (0.9 + 0.6 + 0.95 + 0.7) / 4, 1e-7);
    for (i = 0; i < N * NN_META_FEATURES; i++) up[i] = (float)(uniform() - 0.5);
    for (i = 0; i < N; i++) { up[i * NN_META_FEATURES + 6] = up[i * NN_META_FEATURES + 9] = 0.0f; dp[i] = 0.0; }
    nn_meta_features_backward(dp, up, p, y, z, N, 2);
    for (i = 0; i < N; i++) {                                        /* features are floats: a wide step, a loose bound */
        double keep_p = p[i], h = 1e-3, d = 0.0;
        p[i] = keep_p + h; CHECK_OK(nn_meta_features(f, p, y, z, N, 2, NULL, &e), e);
        p[i] = keep_p - h; CHECK_OK(nn_meta_features(g, p, y, z, N, 2, NULL, &e), e);
        p[i] = keep_p;
        for (j = 0; j < N * NN_META_FEATURES; j++) d += (double)up[j] * ((double)f[j] - (double)g[j]) / (2 * h);
        CHECK_NEAR(dp[i], d, 3e-3 * (1.0 + fabs(d)));
    }
    for (i = 0; i < N; i++) loss[i] = -log(y[i] ? p[i] : 1 - p[i]);
    CHECK_OK(nn_select_greedy(keep, loss, y, z, N, 2, 0.7, 0, NULL, &e), e);
    for (i = 0; i < N; i++) kept += keep[i];
    CHECK_INT(kept, 6);
    CHECK(!keep[5] && !keep[2]);
    CHECK_OK(nn_selection_make(&s, keep, NULL, y, yc, z, N, NULL, &e), e);
    CHECK_NEAR(s.noise_all, 2.0 / 9, 1e-15);
    CHECK_NEAR(s.noise_reduction, 1.0, 1e-15);
    CHECK_OK(nn_select_greedy(keep, loss, y, z, N, 2, 0.7, 1, NULL, &e), e);      /* quotas: 3, 2, 2, 2 rows a cell -> 2, 1, 1, 1 */
    for (kept = 0, i = 0; i < N; i++) kept += keep[i];
    CHECK_INT(kept, 5);
    CHECK_OK(nn_select_top(keep, p, N, 1.0 / 3, NULL, &e), e);
    CHECK(keep[5] && keep[0] && keep[6]);
    {                                                                 /* against counting by hand, with ties, signs and zeros */
        double sc[300];
        uint8_t kp[300];
        size_t n, want, above, r;
        for (r = 0; r < 60; r++) {
            n = 1 + (size_t)(299 * uniform());
            for (i = 0; i < n; i++) sc[i] = r % 3 == 0 ? (double)(int)(8 * uniform() - 4) : r % 3 == 1 ? uniform() - 0.5 : (uniform() - 0.5) * 1e-300;
            if (n > 5) { sc[1] = -0.0; sc[3] = 0.0; }
            want = (size_t)(0.7 * (double)n + 1e-9);
            CHECK_OK(nn_select_top(kp, sc, n, 0.7, NULL, &e), e);
            for (i = 0; i < n; i++) {
                for (above = 0, j = 0; j < n; j++) above += sc[j] > sc[i] || (!(sc[j] < sc[i]) && j < i);
                CHECK(kp[i] == (above < want));
            }
        }
    }
    CHECK_INT(nn_select_top(keep, p, N, 0.0, NULL, &e), NN_E_ARG);
    CHECK_OK(nn_policy_make(&pol, 1, NULL, &e), e);
    if (pol) CHECK_INT(pol->n_params, 2817);
    nn_mlp_destroy(pol);
}
int main(void)
{
    RUN(hessian_vector);
    RUN(hypergradients);
    RUN(fast_paths);
    RUN(orders_and_checkpoints);
    RUN(live);
    RUN(maml);
    RUN(features_and_selection);
    return test_report();
}
