/* 02_xor_by_hand.c - backpropagation in plain loops: XOR with two inputs, four hidden units, one output.
 *     cc -O2 02_xor_by_hand.c -o 02_xor_by_hand -lm && ./02_xor_by_hand
 * Each line of the backward pass stands below the forward line whose derivative it is. Read next: 03_xor_train.c */
#define NN_IMPLEMENTATION
#include "../../nn_tensor.h"
#define H 4

int main(void)
{
    static const double x[4][2] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }, y[4] = { 0, 1, 1, 0 };
    double w[H][2], b[H], v[H], c = 0, loss = 0, p[4], lr = 0.5;
    nn_rng g = nn_rng_make(1, NN_STREAM_USER, 0);         /* one seed, one result */
    int step, i, j;
    for (j = 0; j < H; j++) {
        w[j][0] = 2 * nn_rng_f64(&g) - 1;  w[j][1] = 2 * nn_rng_f64(&g) - 1;
        b[j] = 2 * nn_rng_f64(&g) - 1;     v[j] = 2 * nn_rng_f64(&g) - 1;
    }
    for (step = 0; step < 2000; step++) {
        double dw[H][2], db[H], dv[H], dc = 0;
        for (j = 0; j < H; j++) dw[j][0] = dw[j][1] = db[j] = dv[j] = 0;
        loss = 0;
        for (i = 0; i < 4; i++) {
            double h[H], z = c, dz;
            for (j = 0; j < H; j++) { h[j] = nn_tanh(w[j][0] * x[i][0] + w[j][1] * x[i][1] + b[j]); z += v[j] * h[j]; }
            p[i] = nn_sigmoid(z);
            loss += -nn_log(y[i] > 0 ? p[i] : 1 - p[i]) / 4;
            dz = (p[i] - y[i]) / 4;                       /* loss = -log p   so: dL/dz = p - y (mean over 4 rows) */
            dc += dz;                                     /* z = c + ...     so: dc += dz                         */
            for (j = 0; j < H; j++) {
                double da = dz * v[j] * (1 - h[j] * h[j]);    /* z += v h, h = tanh(a)   so: da = dz v (1 - h^2) */
                dv[j] += dz * h[j];                           /* z += v h                so: dv += dz h          */
                dw[j][0] += da * x[i][0];                     /* a = w x + b             so: dw += da x, db += da */
                dw[j][1] += da * x[i][1];
                db[j] += da;
            }
        }
        for (j = 0; j < H; j++) { w[j][0] -= lr * dw[j][0];  w[j][1] -= lr * dw[j][1];  b[j] -= lr * db[j];  v[j] -= lr * dv[j]; }
        c -= lr * dc;
    }
    for (i = 0; i < 4; i++) printf("%g xor %g = %.2f\n", x[i][0], x[i][1], p[i]);
    printf("learned: %s\n", loss < 0.05 ? "yes" : "no");
    return 0;
}
/* prints:
 * learned: yes
 */
