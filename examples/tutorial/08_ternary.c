/* 08_ternary.c - weights as -1, 0 and +1: quantize a trained model, pack five weights into a byte, see what it costs.
 *     cc -O2 08_ternary.c -o 08_ternary -lm && ./08_ternary
 * Read next: 09_strangers_pth.c */
#define NN_IMPLEMENTATION
#include "../../nn_train.h"

static double share_right(const nn_mlp *m, const float *x, const int64_t *y, size_t n)
{
    float out[2 * 400];
    size_t i, right = 0;
    if (nn_mlp_predict(m, out, nn_mlp_dense(x, 0), n, 1, NULL) != NN_OK) return 0;
    for (i = 0; i < n; i++) right += (out[2 * i + 1] > out[2 * i]) == (y[i] == 1);
    return (double)right / (double)n;
}
int main(void)
{
    size_t hidden[2] = { 48, 48 }, i, full, small;
    static float x[800];
    static int64_t y[400];
    nn_rng g = nn_rng_make(4, NN_STREAM_USER, 0);
    nn_mlp_desc md = NN_ZERO;
    nn_train_desc td = NN_ZERO;
    nn_train_set set = NN_ZERO;
    nn_mlp_quant q = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    double before, after;
    for (i = 0; i < 400; i++) {                           /* inside or outside of a ring */
        double a = nn_rng_f64(&g) * 2 - 1, b = nn_rng_f64(&g) * 2 - 1;
        x[2 * i] = (float)a;  x[2 * i + 1] = (float)b;
        y[i] = a * a + b * b > 0.5;
    }
    md.n_in = 2;  md.n_out = 2;  md.hidden = hidden;  md.n_hidden = 2;
    set.x = x;  set.labels = y;  set.n = 400;
    td.epochs = 60;
    if (nn_mlp_create(&m, &md, &e) != NN_OK || nn_train_fit(m, &set, NULL, &td, NULL, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    before = share_right(m, x, y, 400);
    q.how.kind = NN_QUANT_TERNARY;
    q.how.per_channel = 1;
    full = m->n_params * sizeof(float);
    small = nn_mlp_quant_bytes(m, &q);
    if (nn_mlp_quantize(m, &q, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    after = share_right(m, x, y, 400);
    printf("learned the ring: %s\n", before > 0.95 ? "yes" : "no");
    printf("smaller than a seventh: %s\n", small * 7 < full ? "yes" : "no");
    printf("ternary is worse, but no coin: %s\n", after <= before && after > 0.5 ? "yes" : "no");
    nn_mlp_destroy(m);
    return 0;
}
/* prints:
 * learned the ring: yes
 * ternary is worse, but no coin: yes
 */
