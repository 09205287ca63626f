/* 11_grad_check.c - is the gradient right? Central differences in double, signed, for every parameter.
 *     cc -O2 11_grad_check.c -o 11_grad_check -lm && ./11_grad_check
 * Read next: 12_own_layer.c */
#define NN_IMPLEMENTATION
#include "../../nn_train.h"

int main(void)
{
    static const nn_act acts[] = { NN_ACT_RELU, NN_ACT_LEAKY_RELU, NN_ACT_GELU, NN_ACT_GELU_TANH, NN_ACT_TANH, NN_ACT_SIGMOID, NN_ACT_SILU };
    size_t hidden[2] = { 7, 5 }, i, k;
    float x[6 * 4];
    int64_t y[6] = { 0, 1, 2, 0, 1, 2 };
    nn_rng g = nn_rng_make(8, NN_STREAM_USER, 0);
    for (i = 0; i < 24; i++) x[i] = nn_rng_f32(&g) * 2 - 1;
    for (k = 0; k < sizeof acts / sizeof *acts; k++) {
        nn_mlp_desc md = NN_ZERO;
        nn_loss_desc ld = NN_ZERO;
        nn_train_set set = NN_ZERO;
        nn_grad_report r = NN_ZERO;
        nn_mlp *m = NULL;
        nn_error e = NN_ZERO;
        md.n_in = 4;  md.n_out = 3;  md.hidden = hidden;  md.n_hidden = 2;  md.act = acts[k];
        set.x = x;  set.labels = y;  set.n = 6;
        if (nn_mlp_create(&m, &md, &e) != NN_OK || nn_grad_check(m, &ld, &set, 0, 0, &r, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
        printf("%-10s %s\n", nn_act_name(acts[k]), r.worst < 1e-4 ? "right" : "WRONG");
        nn_mlp_destroy(m);
    }
    return 0;
}
/* prints:
 * relu       right
 * leaky_relu right
 * gelu       right
 * gelu_tanh  right
 * tanh       right
 * sigmoid    right
 * silu       right
 */
