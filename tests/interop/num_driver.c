/* tests/interop/num_driver.c - what the Python tests of the generators ask for, as raw bytes on stdout:
 *     num_driver mc n_samples=6 ...            X f64, y i64, role u8, column i64, source i64, row i64, cluster i64, flipped u8
 *     num_driver split|kfold n=.. ...          train, test i64 | fold i64; labels and groups (i64 each, when strat=1, groups=1) on stdin
 *     num_driver scale kind=.. f32=.. d=.. rows=a,b,..   the batches on stdin; mean, var, scale, then the transformed rows, then the inverse
 *     num_driver draw what=.. seed=.. n=..     n values of one stream
 *     num_driver svd|eigh|pca m=.. n=..        the matrix on stdin
 * An error: its message on stderr, exit 1. */
#define NN_IMPLEMENTATION
#include "../../nn_data.h"

static int n_args;
static char **args;
static const char *text(const char *key)
{
    int i;
    size_t len = strlen(key);
    for (i = 2; i < n_args; i++) if (strncmp(args[i], key, len) == 0 && args[i][len] == '=') return args[i] + len + 1;
    return NULL;
}
static double num(const char *key, double otherwise) { const char *t = text(key); return t ? atof(t) : otherwise; }
static size_t count(const char *key) { return (size_t)num(key, 0); }
static void put(const void *p, size_t n) { fwrite(p, 1, n, stdout); }
static void put_t(const nn_tensor *t) { put(t->data, nn_tensor_bytes(t)); }
static void *get(size_t n) { void *p = malloc(n + 1); if (!p || fread(p, 1, n, stdin) != n) { fprintf(stderr, "short input\n"); exit(2); } return p; }
static size_t list(const char *key, double *out)
{
    const char *t = text(key);
    size_t n = 0;
    while (t && *t) { char *end; out[n++] = strtod(t, &end); t = *end ? end + 1 : end; }
    return n;
}
static nn_error e;
static int failed(nn_status s) { if (s != NN_OK) fprintf(stderr, "%s\n", e.msg); return s != NN_OK; }

static int mc(void)
{
    static double w[1000], sh[10000], sc[10000];
    nn_classification_desc d = nn_classification_desc_default();
    nn_classification_truth t = NN_ZERO;
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    d.n_samples = count("n_samples"); d.n_features = count("n_features"); d.n_informative = count("n_informative");
    d.n_redundant = (size_t)num("n_redundant", 2); d.n_repeated = count("n_repeated"); d.n_classes = count("n_classes");
    d.n_clusters_per_class = count("n_clusters_per_class");
    if ((d.n_weights = list("weights", w)) > 0) d.weights = w;
    d.flip_y = num("flip_y", 0.01); d.class_sep = num("class_sep", 1); d.no_hypercube = !(int)num("hypercube", 1);
    if (list("shift", sh) > 1) d.shifts = sh; else d.shift = num("shift", 0);
    if (list("scale", sc) > 1) d.scales = sc; else d.scale = num("scale", 0);
    d.random_shift = (int)num("random_shift", 0); d.random_scale = (int)num("random_scale", 0);
    d.no_shuffle = !(int)num("shuffle", 1); d.random_state = (uint64_t)num("random_state", 0); d.stable = (int)num("stable", 0); d.threads = (int)num("threads", 1);
    if (failed(nn_classification_make(&x, &y, &t, &d, &e))) return 1;
    put_t(&x); put_t(&y); put_t(&t.role); put_t(&t.column); put_t(&t.source); put_t(&t.row); put_t(&t.cluster); put_t(&t.flipped);
    nn_classification_truth_free(&t);
    nn_tensor_free(&x);
    nn_tensor_free(&y);
    return 0;
}
static int split(int folds)
{
    size_t n = count("n");
    nn_tensor lab = NN_ZERO, gr = NN_ZERO, a = NN_ZERO, b = NN_ZERO;
    if (num("strat", 0) != 0) lab = nn_tensor_view(get(n * 8), NN_I64, 1, &n);
    if (num("groups", 0) != 0) gr = nn_tensor_view(get(n * 8), NN_I64, 1, &n);
    if (folds) {
        nn_fold_desc d = NN_ZERO;
        d.k = count("k"); d.shuffle = (int)num("shuffle", 0); d.random_state = (uint64_t)num("seed", 0);
        d.stratify = lab.data ? &lab : NULL; d.groups = gr.data ? &gr : NULL;
        if (failed(nn_kfold(&a, n, &d, &e))) return 1;
        put_t(&a);
    } else {
        nn_split_desc d = NN_ZERO;
        uint64_t k;
        d.test_size = num("test", 0); d.train_size = num("train", 0); d.n_test = count("n_test"); d.n_train = count("n_train");
        d.no_shuffle = !(int)num("shuffle", 1); d.random_state = (uint64_t)num("seed", 0);
        d.stratify = lab.data ? &lab : NULL; d.groups = gr.data ? &gr : NULL;
        if (failed(nn_train_test_split(&a, &b, n, &d, &e))) return 1;
        k = a.shape[0];
        put(&k, 8); put_t(&a); put_t(&b);
    }
    free(lab.data); free(gr.data);
    nn_tensor_free(&a);
    nn_tensor_free(&b);
    return 0;
}
static int scale(void)
{
    double rows[16];
    size_t nb = list("rows", rows), d = count("d"), k, shape[2], item = num("f32", 0) != 0 ? 4 : 8;
    nn_scaler s = NN_ZERO;
    nn_tensor x[16];
    s.kind = (nn_scaler_kind)(int)num("kind", 0); s.lo = num("lo", 0); s.hi = num("hi", 0);
    for (k = 0; k < nb; k++) {
        shape[0] = (size_t)rows[k];
        shape[1] = d;
        x[k] = nn_tensor_view(get(shape[0] * d * item), item == 4 ? NN_F32 : NN_F64, 2, shape);
        if (failed(k ? nn_scaler_partial_fit(&s, &x[k], &e) : nn_scaler_fit(&s, &x[k], &e))) return 1;
    }
    put_t(&s.mean); put_t(&s.var); put_t(&s.scale);
    for (k = 0; k < nb; k++) { if (failed(nn_scaler_transform(&s, &x[k], &e))) return 1; put_t(&x[k]); }
    for (k = 0; k < nb; k++) { if (failed(nn_scaler_inverse(&s, &x[k], &e))) return 1; put_t(&x[k]); free(x[k].data); }
    nn_scaler_free(&s);
    return 0;
}
static int draw(void)
{
    const char *what = text("what");
    size_t n = count("n"), i;
    uint64_t seed = strtoull(text("seed"), NULL, 10);
    double *x = (double *)calloc(n + 1, 8), lo = num("lo", 0), hi = num("hi", 1);
    int64_t *v = (int64_t *)calloc(n + 1, 8);
    float *f = (float *)calloc(n + 1, 4);
    nn_mt m;
    nn_pcg p;
    nn_torch_rng g;
    if (!x || !v || !f) return 2;
    nn_mt_seed(&m, (uint32_t)seed); nn_pcg_seed(&p, seed); nn_torch_seed(&g, seed);
#define IS(s) (strcmp(what, s) == 0)
    if (IS("mt_rand")) { nn_mt_rands(&m, x, n); put(x, 8 * n); }
    else if (IS("mt_normal")) { nn_mt_normals(&m, x, n); put(x, 8 * n); }
    else if (IS("mt_exponential")) { for (i = 0; i < n; i++) x[i] = nn_mt_exponential(&m); put(x, 8 * n); }
    else if (IS("mt_randint")) { for (i = 0; i < n; i++) v[i] = nn_mt_randint(&m, (int64_t)lo, (int64_t)hi); put(v, 8 * n); }
    else if (IS("mt_permutation")) { nn_mt_permutation(&m, v, n); put(v, 8 * n); }
    else if (IS("pcg_random")) { for (i = 0; i < n; i++) x[i] = nn_pcg_random(&p); put(x, 8 * n); }
    else if (IS("pcg_uniform")) { for (i = 0; i < n; i++) x[i] = nn_pcg_uniform(&p, lo, hi); put(x, 8 * n); }
    else if (IS("pcg_normal")) { for (i = 0; i < n; i++) x[i] = nn_pcg_normal(&p); put(x, 8 * n); }
    else if (IS("pcg_exponential")) { for (i = 0; i < n; i++) x[i] = nn_pcg_exponential(&p); put(x, 8 * n); }
    else if (IS("pcg_integers")) { for (i = 0; i < n; i++) v[i] = nn_pcg_integers(&p, (int64_t)lo, (int64_t)hi); put(v, 8 * n); }
    else if (IS("pcg_permutation")) { nn_pcg_permutation(&p, v, n); put(v, 8 * n); }
    else if (IS("pcg_choice")) { if (failed(nn_pcg_choice(&p, v, (size_t)hi, n, (int)lo, NULL, &e))) return 1; put(v, 8 * n); }
    else if (IS("pcg_binomial")) { for (i = 0; i < n; i++) v[i] = nn_pcg_binomial(&p, (int64_t)hi, lo); put(v, 8 * n); }
    else if (IS("torch_rand")) { nn_torch_uniform(&g, f, n, (float)lo, (float)hi); put(f, 4 * n); }
    else if (IS("torch_randn")) { nn_torch_normal(&g, f, n, (float)lo, (float)hi); put(f, 4 * n); }
    else if (IS("torch_randint")) { for (i = 0; i < n; i++) v[i] = nn_torch_randint(&g, (int64_t)lo, (int64_t)hi); put(v, 8 * n); }
    else if (IS("torch_randperm")) { nn_torch_randperm(&g, v, n); put(v, 8 * n); }
    else if (IS("torch_random")) { for (i = 0; i < n; i++) v[i] = nn_torch_random(&g); put(v, 8 * n); }
    else if (IS("zig")) { put(nni_zig_k, 2048); put(nni_zig_w, 2048); put(nni_zig_f, 2048); put(nni_zig_ke, 2048); put(nni_zig_we, 2048); put(nni_zig_fe, 2048); }
    else return 2;
    free(x); free(v); free(f);
    return 0;
}
static int matrix(const char *what)
{
    size_t m = count("m"), n = count("n"), r = m < n ? m : n, shape[2];
    double *a = (double *)get(m * n * 8), *u = (double *)calloc(m * r + 1, 8), *s = (double *)calloc(r + 1, 8), *vt = (double *)calloc(r * n + 1, 8);
    if (strcmp(what, "svd") == 0) { if (failed(nn_svd(u, s, vt, a, m, n, NULL, &e))) return 1; put(s, r * 8); put(vt, r * n * 8); put(u, m * r * 8); }
    else if (strcmp(what, "eigh_top") == 0) { size_t k = count("k"); if (failed(nn_eigh_top(s, vt, a, n, k, NULL, &e))) return 1; put(s, k * 8); put(vt, k * n * 8); }
    else if (strcmp(what, "eigh") == 0) { if (failed(nn_eigh(s, vt, a, n, NULL, &e))) return 1; put(s, n * 8); put(vt, n * n * 8); }
    else {
        nn_pca p = NN_ZERO;
        nn_pca_desc d = NN_ZERO;
        nn_tensor x;
        shape[0] = m; shape[1] = n;
        x = nn_tensor_view(a, NN_F64, 2, shape);
        d.n_components = count("k"); d.randomized = (int)num("randomized", 0);
        if (failed(nn_pca_fit(&p, &x, &d, &e))) return 1;
        put_t(&p.mean); put_t(&p.components); put_t(&p.variance); put_t(&p.ratio);
        nn_pca_free(&p);
    }
    free(a); free(u); free(s); free(vt);
    return 0;
}
int main(int argc, char **argv)
{
    n_args = argc;
    args = argv;
    if (argc < 2) return 2;
    if (strcmp(argv[1], "mc") == 0) return mc();
    if (strcmp(argv[1], "split") == 0) return split(0);
    if (strcmp(argv[1], "kfold") == 0) return split(1);
    if (strcmp(argv[1], "scale") == 0) return scale();
    if (strcmp(argv[1], "draw") == 0) return draw();
    return matrix(argv[1]);
}
