/* tests/one_result.c - one seed, one result: prints "name sha256" lines for work from every room of the house. tests/one_result.sh
 * builds this with every compiler and level and runs it on every instruction set and thread count; all must print the same.
 *     one_result [threads]
 * C99 and C++11. Nets are small because the reference path and emulators take part. */
#define NN_IMPLEMENTATION
#include "../nn_sig.h"
#include "../nn_train.h"
#include <stdio.h>
#include <stdlib.h>

NN_FP_BEGIN       /* this file's own arithmetic must not be contracted either */
static int threads = 1, bad;
static void show(const char *name, nn_sha256 *h)
{
    char hex[65];
    nn_sha256_hex(h, hex);
    printf("%s %.16s\n", name, hex);
}
/* n bytes of numbers of `width` bytes: the same sum on big-endian hosts */
static void put(nn_sha256 *h, const void *p, size_t n, size_t width) { nn_sha256_values(h, p, n / width, width); }
static void show_bytes(const char *name, const void *p, size_t n, size_t width)
{
    nn_sha256 h;
    nn_sha256_init(&h);
    put(&h, p, n, width);
    show(name, &h);
}
static void ok(nn_status s, const nn_error *e)
{
    if (s != NN_OK) { printf("failed: %s\n", e->msg); bad = 1; }
}
static void products(void)
{
    static const size_t dim[] = { 1, 3, 8, 17, 33, 64 };
    nn_sha256 h;
    nn_rng g = nn_rng_make(11, NN_STREAM_USER, 0);
    float *a = (float *)malloc(3 * 64 * 64 * sizeof *a), *b = a + 64 * 64, *c = b + 64 * 64;
    size_t i, m, n, k, r;
    for (i = 0; i < 2 * 64 * 64; i++) a[i] = nn_rng_f32(&g) - 0.5f;
    nn_sha256_init(&h);
    for (m = 0; m < 6; m++) for (n = 0; n < 6; n++) for (k = 0; k < 6; k += 2) for (i = 0; i < 4; i++) {
        nn_gemm_desc d = NN_ZERO;
        nn_error e = NN_ZERO;
        d.m = dim[m]; d.n = dim[n]; d.k = dim[k];
        d.a = a; d.lda = 64; d.b = b; d.ldb = 64; d.c = c; d.ldc = 64;
        d.trans_a = (int)(i & 1); d.trans_b = (int)(i >> 1);
        d.bias = b; d.act = (nn_act)(1 + (m + n + k) % 8);
        d.threads = threads;
        ok(nn_gemm(&d, &e), &e);
        for (r = 0; r < d.m; r++) put(&h, c + r * 64, d.n * sizeof *c, sizeof *c);
    }
    show("products", &h);
    free(a);
}
static void mathematics(void)
{
    nn_sha256 h;
    nn_rng g = nn_rng_make(12, NN_STREAM_USER, 0);
    float x[1000], y[1000];
    double v[10];
    int i, j;
    nn_sha256_init(&h);
    for (i = 0; i < 1000; i++) x[i] = 40.0f * nn_rng_f32(&g) - 20.0f;
    nn_vexpf(y, x, 1000);     put(&h, y, sizeof y, sizeof *y);
    nn_vtanhf(y, x, 1000);    put(&h, y, sizeof y, sizeof *y);
    nn_vsigmoidf(y, x, 1000); put(&h, y, sizeof y, sizeof *y);
    nn_verff(y, x, 1000);     put(&h, y, sizeof y, sizeof *y);
    for (i = 0; i < 200; i++) {
        double t = (double)x[i];
        v[0] = nn_exp(t); v[1] = nn_log(t * t + 1e-9); v[2] = nn_log1p(t * t); v[3] = nn_expm1(t); v[4] = nn_tanh(t);
        v[5] = nn_sigmoid(t); v[6] = nn_erf(t); nn_sincos(t, &v[7], &v[8]); v[9] = nn_pow(t * t + 0.5, 1.0 / 3);
        put(&h, v, sizeof v, sizeof *v);
    }
    y[0] = nn_sum_f32(x, 1000); y[1] = nn_dot_f32(x, x, 999);
    put(&h, y, 2 * sizeof *y, sizeof *y);
    for (j = 0; j < 9; j++) { nn_act_forward(y, x, 1000, (nn_act)j, 0); put(&h, y, sizeof y, sizeof *y); }
    show("mathematics", &h);
}
static void streams(void)
{
    nn_sha256 h;
    nn_mt mt;
    nn_pcg pcg;
    nn_torch_rng t;
    nn_rng g = nn_rng_make(5, NN_STREAM_USER, 7);
    double d[101];
    float f[101];
    int i;
    nn_sha256_init(&h);
    nn_mt_seed(&mt, 42);      nn_mt_normals(&mt, d, 101);            put(&h, d, sizeof d, sizeof *d);
    nn_pcg_seed(&pcg, 42);    for (i = 0; i < 101; i++) d[i] = nn_pcg_normal(&pcg) + nn_pcg_uniform(&pcg, .1, .9); put(&h, d, sizeof d, sizeof *d);
    nn_torch_seed(&t, 42);    nn_torch_normal(&t, f, 101, 0, 1);     put(&h, f, sizeof f, sizeof *f);
    nn_torch_uniform(&t, f, 101, -0.3f, 0.3f);                       put(&h, f, sizeof f, sizeof *f);
    nn_rng_normals(&g, d, 101);                                      put(&h, d, sizeof d, sizeof *d);
    show("streams", &h);
}
static void train(const char *name, nn_opt opt, nn_act act, double dropout, double clip, int amsgrad, const nn_tensor *x, const nn_tensor *y)
{
    size_t hidden[2] = { 24, 17 };
    nn_mlp_desc md = NN_ZERO;
    nn_train_desc td = NN_ZERO;
    nn_train_set set = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    md.n_in = x->shape[1]; md.n_out = 3; md.hidden = hidden; md.n_hidden = 2; md.act = act; md.dropout = dropout;
    ok(nn_mlp_create(&m, &md, &e), &e);
    if (!m) return;
    ok(nn_train_set_make(&set, x, y, &e), &e);
    td.epochs = 3; td.batch_size = 19; td.optim.kind = opt; td.optim.momentum = opt == NN_OPT_SGD ? 0.9 : 0; td.optim.amsgrad = amsgrad; td.clip_norm = clip; td.threads = threads;
    ok(nn_train_fit(m, &set, NULL, &td, NULL, &e), &e);
    show_bytes(name, m->params, m->n_params * sizeof *m->params, sizeof *m->params);
    nn_mlp_destroy(m);
}
static void learning(void)
{
    nn_classification_desc d = nn_classification_desc_default();
    nn_tensor X = NN_ZERO, y = NN_ZERO, x32 = NN_ZERO;
    nn_scaler sc = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_linear lin = NN_ZERO;
    nn_logistic_desc ld = NN_ZERO;
    nn_pca pca = NN_ZERO;
    nn_pca_desc pd = NN_ZERO;
    d.n_samples = 150; d.n_features = 20; d.n_informative = 8; d.n_classes = 3; d.random_state = 42; d.threads = threads;
    ok(nn_classification_make(&X, &y, NULL, &d, &e), &e);
    show_bytes("make_classification", X.data, nn_tensor_bytes(&X), X.itemsize);
    show_bytes("labels", y.data, nn_tensor_bytes(&y), y.itemsize);
    ok(nn_scaler_fit(&sc, &X, &e), &e);
    ok(nn_scaler_transform(&sc, &X, &e), &e);
    ok(nn_tensor_convert(&x32, &X, NN_F32, NULL, &e), &e);
    train("sgd_relu", NN_OPT_SGD, NN_ACT_RELU, 0, 0, 0, &x32, &y);
    train("adam_gelu", NN_OPT_ADAM, NN_ACT_GELU, 0, 0, 0, &x32, &y);
    train("adamw_tanh_dropout", NN_OPT_ADAMW, NN_ACT_TANH, 0.2, 0, 0, &x32, &y);
    train("rmsprop_silu_clip", NN_OPT_RMSPROP, NN_ACT_SILU, 0, 0.5, 0, &x32, &y);
    train("nadam_relu", NN_OPT_NADAM, NN_ACT_RELU, 0, 0, 0, &x32, &y);
    train("lion_tanh", NN_OPT_LION, NN_ACT_TANH, 0, 0, 0, &x32, &y);
    train("amsgrad_leaky_relu", NN_OPT_ADAM, NN_ACT_LEAKY_RELU, 0, 0, 1, &x32, &y);
    ld.threads = threads;
    ok(nn_logistic_fit(&lin, &X, nn_i64(&y), &ld, &e), &e);
    show_bytes("logistic", lin.coef.data, nn_tensor_bytes(&lin.coef), lin.coef.itemsize);
    pd.n_components = 4;
    ok(nn_pca_fit(&pca, &X, &pd, &e), &e);
    show_bytes("pca", pca.components.data, nn_tensor_bytes(&pca.components), pca.components.itemsize);
    nn_pca_free(&pca);
    nn_linear_free(&lin);
    nn_scaler_free(&sc);
    nn_tensor_free(&x32);
    d.stable = 1;
    nn_tensor_free(&X);
    nn_tensor_free(&y);
    ok(nn_classification_make(&X, &y, NULL, &d, &e), &e);
    show_bytes("stable", X.data, nn_tensor_bytes(&X), X.itemsize);
    nn_tensor_free(&X);
    nn_tensor_free(&y);
}
/* gradient of the outer loss through five inner steps */
static void bilevel(void)
{
    double x[40 * 3], y[40], w[40], dw[40], theta[32];
    nn_rng g = nn_rng_make(3, NN_STREAM_USER, 0);
    nn_bilevel_desc d = NN_ZERO;
    nn_bilevel_result r = NN_ZERO;
    nn_inner_data s = NN_ZERO, q = NN_ZERO;
    nn_error e = NN_ZERO;
    int i;
    nn_rng_normals(&g, x, 120);
    for (i = 0; i < 40; i++) { y[i] = x[3 * i] + x[3 * i + 1] > 0; w[i] = 1; }
    d.model.n_in = 3; d.model.n_hidden = 1; d.model.hidden[0] = 4; d.model.act = NN_ACT_TANH;
    ok(nn_inner_init(theta, &d.model, 1, &e), &e);
    s.n = 30; s.x = x; s.y = y; s.weight = w;
    q.n = 10; q.x = x + 90; q.y = y + 30;
    ok(nn_bilevel_run(&r, dw, NULL, NULL, theta, &s, &q, &d, &e), &e);
    show_bytes("bilevel", dw, 30 * sizeof *dw, sizeof *dw);
}
/* every method of a signature (sums, eigenvectors, Fourier, histogram, k-means) and all pairs of a symmetric matrix */
static void signatures(void)
{
    static float x[45 * 24];
    static double out[24 * 64], a[24 * 24], v[24 * 24], w[24];
    static int32_t group[45];
    nn_rng g = nn_rng_make(4, NN_STREAM_USER, 0);
    nn_signature_layer y = NN_ZERO;
    nn_signature_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < 45; i++) { size_t j; nn_rng_normals(&g, w, 24); for (j = 0; j < 24; j++) x[i * 24 + j] = (float)(w[j] > 0 ? w[j] : 0); }
    for (i = 0; i < 45; i++) group[i] = (int32_t)(i % 4);
    nn_rng_normals(&g, a, 24 * 24);
    d.methods = (1u << NN_SIG_METHODS) - 1; d.group = group; d.n_groups = 4; d.clusters = 3; d.fourier_frequencies = 4;
    ok(nn_signature_layout(&y, &d, 45, 24, &e), &e);
    ok(nn_signature_values(out, &y, x, 0, &d, &e), &e);
    show_bytes("signature", out, 24 * y.width * sizeof *out, sizeof *out);
    ok(nn_eigh(w, v, a, 24, NULL, &e), &e);
    show_bytes("eigenvectors", v, sizeof v, sizeof *v);
}
/* a sample selector, three meta-steps: features, policy, weights, five logistic steps, the exact way back, Adam; then one batch of MAML */
static void policy(void)
{
    enum { N = 90, Q = 30, D = 3 };
    static double x[(N + Q) * D], y[N + Q], p[N], logit[N], w[N], dw[N], dl[N], theta[64], g[64];
    static int64_t yi[N], z[N + Q];
    static float feat[N * NN_META_FEATURES], dy[N];
    nn_rng r = nn_rng_make(8, NN_STREAM_USER, 0);
    nn_mlp *m = NULL;
    nn_mlp_work work = NN_ZERO;
    nn_mlp_run run = NN_ZERO;
    nn_bilevel_desc d = NN_ZERO;
    nn_inner_data s = NN_ZERO, q = NN_ZERO;
    nn_maml_task task[4];
    nn_update_desc ud = NN_ZERO;
    nn_error e = NN_ZERO;
    float *grads;
    size_t i;
    uint64_t t;
    nn_rng_normals(&r, x, (N + Q) * D);
    for (i = 0; i < N + Q; i++) { z[i] = (int64_t)(i % 3 == 0); y[i] = x[D * i] + 0.5 * (double)z[i] > 0 ? 1.0 : 0.0; }
    for (i = 0; i < N; i++) { yi[i] = (int64_t)(i % 7 == 0 ? 1.0 - y[i] : y[i]); p[i] = nn_sigmoid(x[D * i]); }
    for (i = 0; i < N; i++) y[i] = (double)yi[i];
    ok(nn_meta_features(feat, p, yi, z, N, 2, NULL, &e), &e);
    ok(nn_policy_make(&m, 1, NULL, &e), &e);
    if (!m) return;
    ok(nn_mlp_workspace_make(&work, m, N, NN_WORK_BACKWARD, NULL, NULL, &e), &e);
    grads = (float *)calloc(3 * m->n_params, sizeof *grads);
    d.model.n_in = D; d.steps = 5; d.lr = 1.0; d.lambda_fair = 0.5;
    s.n = N; s.x = x; s.y = y; s.weight = w;
    q.n = Q; q.x = x + N * D; q.y = y + N; q.z = z + N;
    run.threads = threads;
    for (t = 1; t <= 3 && grads; t++) {
        const float *out;
        nn_update u;
        ok(nn_mlp_forward(m, &work, nn_mlp_dense(feat, 0), N, &run, &out, &e), &e);
        for (i = 0; i < N; i++) logit[i] = (double)out[i];
        nn_policy_weights(w, logit, N);
        ok(nn_bilevel_run(NULL, dw, NULL, NULL, theta, &s, &q, &d, &e), &e);
        nn_policy_weights_backward(dl, dw, w, logit, N);
        for (i = 0; i < N; i++) dy[i] = (float)dl[i];
        memset(grads, 0, m->n_params * sizeof *grads);
        ok(nn_mlp_backward(m, &work, nn_mlp_dense(feat, 0), N, &run, dy, grads, NULL, &e), &e);
        ud.kind = NN_OPT_ADAM; ud.lr = 1e-3; ud.beta1 = 0.9; ud.beta2 = 0.999; ud.eps = 1e-8; ud.t = t;
        ok(nn_update_make(&u, &ud, &e), &e);
        nn_update_apply(&u, m->params, grads + m->n_params, grads + 2 * m->n_params, grads, m->n_params);
    }
    show_bytes("policy", m->params, m->n_params * sizeof *m->params, sizeof *m->params);
    memset(&d, 0, sizeof d);
    d.model.n_in = 1; d.model.n_hidden = 2; d.model.hidden[0] = 5; d.model.hidden[1] = 3; d.model.loss = NN_INNER_MSE; d.steps = 2;
    ok(nn_inner_init(theta, &d.model, 1, &e), &e);
    memset(task, 0, sizeof task);
    for (i = 0; i < 4; i++) {
        task[i].support.n = task[i].query.n = 10;
        task[i].support.x = x + 20 * i; task[i].support.y = x + 100 + 20 * i;
        task[i].query.x = x + 10 + 20 * i; task[i].query.y = x + 110 + 20 * i;
    }
    ok(nn_maml_grad(NULL, g, theta, task, 4, &d, threads, &e), &e);
    show_bytes("maml", g, nn_inner_count(&d.model) * sizeof *g, sizeof *g);
    free(grads);
    nn_mlp_workspace_free(&work);
    nn_mlp_destroy(m);
}
int main(int argc, char **argv)
{
    if (argc > 1) threads = atoi(argv[1]);
    fprintf(stderr, "%s\n", nn_isa_name());
    products();
    mathematics();
    streams();
    learning();
    bilevel();
    policy();
    signatures();
    return bad;
}
NN_FP_END
