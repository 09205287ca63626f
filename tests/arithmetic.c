/* tests/arithmetic.c - what builds and threads do to arithmetic: prints "right SUM", or what nn_arithmetic_check and the entries that
 * train, generate and factorise said. tests/arithmetic.sh builds it with flags that change results.
 *     arithmetic [up|down|zero|ftz|daz]      this thread rounds so */
#define NN_IMPLEMENTATION
#include "../nn_data.h"
#include "../nn_train.h"
#include <fenv.h>
#include <stdio.h>

static nn_sha256 sum;
static int refused, done;
static const char *first = "";
static char said[192];

/* every entry says the same as the check itself: it works, or it refuses with this word in its message */
static void entry(const char *name, nn_status s, const nn_error *e)
{
    done++;
    if (s == NN_OK) return;
    refused++;
    if (s != NN_E_UNSUPPORTED || !strstr(e->msg, first)) printf("%s: %s %s\n", name, nn_status_name(s), e->msg);
}
static void put(const void *p, size_t n, size_t width) { nn_sha256_values(&sum, p, n, width); }
static void factorise(void)
{
    static const double a[9] = { 4, 1, 0.25, 1, 3, 0.5, 0.25, 0.5, 2 };
    double w[3] = { 0 }, v[9] = { 0 }, l[9] = { 0 }, u[9] = { 0 }, s[3] = { 0 }, vt[9] = { 0 };
    nn_error e = NN_ZERO;
    entry("nn_eigh", nn_eigh(w, v, a, 3, NULL, &e), &e);
    entry("nn_svd", nn_svd(u, s, vt, a, 3, 3, NULL, &e), &e);
    entry("nn_cholesky", nn_cholesky(l, a, 3, &e), &e);
    put(w, 3, 8); put(v, 9, 8); put(u, 9, 8); put(s, 3, 8); put(l, 9, 8);
}
static void generate(void)
{
    nn_classification_desc d = nn_classification_desc_default();
    nn_tensor X = NN_ZERO, y = NN_ZERO;
    nn_error e = NN_ZERO;
    d.random_state = 5;
    entry("nn_classification_make", nn_classification_make(&X, &y, NULL, &d, &e), &e);
    put(X.data, nn_tensor_count(&X), 8);
    nn_tensor_free(&X);
    nn_tensor_free(&y);
}
static void train(void)
{
    static const size_t hidden[1] = { 6 };
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    size_t shape[2] = { 60, 8 }, i;
    float x[480];
    int64_t label[60];
    nn_tensor X;
    nn_train_set set = NN_ZERO;
    nn_train_desc d = NN_ZERO;
    nn_train_result r = NN_ZERO;
    nn_linear lin = NN_ZERO;
    nn_pca pca = NN_ZERO;
    nn_error e = NN_ZERO;
    for (i = 0; i < 480; i++) x[i] = (float)(i * 7919 % 1009) / 1009.0f;
    for (i = 0; i < 60; i++) label[i] = x[8 * i] > 0.5f;
    X = nn_tensor_view(x, NN_F32, 2, shape);
    entry("nn_pca_fit", nn_pca_fit(&pca, &X, NULL, &e), &e);
    entry("nn_logistic_fit", nn_logistic_fit(&lin, &X, label, NULL, &e), &e);
    nn_linear_free(&lin);
    nn_pca_free(&pca);
    md.n_in = 8;
    md.n_out = 2;
    md.hidden = hidden;
    md.n_hidden = 1;
    if (nn_mlp_create(&m, &md, &e) != NN_OK) { printf("%s\n", e.msg); return; }
    set.x = x;
    set.labels = label;
    set.n = 60;
    d.epochs = 3;
    d.batch_size = 8;
    entry("nn_train_fit", nn_train_fit(m, &set, NULL, &d, &r, &e), &e);
    put(m->params, m->n_params, 4);
    nn_train_result_free(&r);
    nn_mlp_destroy(m);
}
static int set_up(const char *how)
{
#ifdef FE_UPWARD
    if (strcmp(how, "up") == 0) return fesetround(FE_UPWARD);
    if (strcmp(how, "down") == 0) return fesetround(FE_DOWNWARD);
    if (strcmp(how, "zero") == 0) return fesetround(FE_TOWARDZERO);
#endif
#ifdef NNI_X86
    if (strcmp(how, "ftz") == 0) { _mm_setcsr(_mm_getcsr() | 0x8000u); return 0; }
    if (strcmp(how, "daz") == 0) { _mm_setcsr(_mm_getcsr() | 0x0040u); return 0; }
#endif
    return 1;
}
int main(int argc, char **argv)
{
    char hex[65];
    nn_error e = NN_ZERO;
    nn_status s;
    if (argc > 1 && set_up(argv[1]) != 0) { printf("cannot round '%s' here\n", argv[1]); return 2; }
    nn_sha256_init(&sum);
    s = nn_arithmetic_check("check", &e);
    if (s != NN_OK) {                            /* "check: what is wrong: results ...": the middle */
        (void)snprintf(said, sizeof said, "%s", e.msg + 7);
        if (strchr(said, ':')) *strchr(said, ':') = 0;
        first = said;
    }
    factorise();
    generate();
    train();
    nn_sha256_hex(&sum, hex);
    if (s == NN_OK && !refused) printf("right %.16s\n", hex);
    else printf("%d of %d refused: %s\n", refused, done, said);
    return 0;
}
