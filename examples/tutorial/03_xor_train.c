/* 03_xor_train.c - the same with nn_mlp.h and nn_train.h: describe a model, describe the training, fit.
 *     cc -O2 03_xor_train.c -o 03_xor_train -lm && ./03_xor_train
 * Every field that is left 0 is a default. Read next: 04_csv.c */
#define NN_IMPLEMENTATION
#include "../../nn_train.h"

int main(void)
{
    static const float x[8] = { 0, 0, 0, 1, 1, 0, 1, 1 };
    static const int64_t y[4] = { 0, 1, 1, 0 };
    size_t hidden = 8;
    float out[8];
    nn_mlp_desc md = NN_ZERO;
    nn_train_set set = NN_ZERO;
    nn_train_desc td = NN_ZERO;
    nn_train_result r = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    int i;
    md.n_in = 2;  md.n_out = 2;  md.hidden = &hidden;  md.n_hidden = 1;  md.act = NN_ACT_TANH;  md.seed = 3;
    if (nn_mlp_create(&m, &md, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    set.x = x;  set.labels = y;  set.n = 4;
    td.epochs = 300;  td.batch_size = 4;  td.optim.lr = 0.05;
    if (nn_train_fit(m, &set, NULL, &td, &r, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    if (nn_mlp_predict(m, out, nn_mlp_dense(x, 0), 4, 1, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    for (i = 0; i < 4; i++) printf("%g xor %g = %d\n", (double)x[2 * i], (double)x[2 * i + 1], out[2 * i + 1] > out[2 * i]);
    nn_train_result_free(&r);
    nn_mlp_destroy(m);
    return 0;
}
/* prints:
 * 0 xor 0 = 0
 * 0 xor 1 = 1
 * 1 xor 0 = 1
 * 1 xor 1 = 0
 */
