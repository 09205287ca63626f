/* 12_own_layer.c - a layer that the suite does not have, written around its product: a residual block y = x + W relu(V x).
 *     cc -O2 12_own_layer.c -o 12_own_layer -lm && ./12_own_layer
 * The epilogue of a product does bias and activation while the tile is in registers; beta = 1 adds to what is there.
 * Read next: 13_own_allocator.c */
#define NN_IMPLEMENTATION
#include "../../nn_tensor.h"
#define N 5
#define D 16

/* h = relu(x V^T + b), y = x + h W^T   for n rows; no allocation */
static void residual_forward(float *y, float *h, const float *x, const float *V, const float *b, const float *W, size_t n)
{
    nn_gemm_desc g = NN_ZERO;
    g.m = n;  g.n = D;  g.k = D;  g.threads = 1;
    g.a = x;  g.b = V;  g.trans_b = 1;  g.c = h;  g.bias = b;  g.act = NN_ACT_RELU;
    nn_gemm(&g, NULL);
    memcpy(y, x, n * D * sizeof *y);
    g.a = h;  g.b = W;  g.c = y;  g.bias = NULL;  g.act = NN_ACT_DEFAULT;  g.beta = 1;
    nn_gemm(&g, NULL);
}
int main(void)
{
    float x[N * D], h[N * D], y[N * D], one[D], V[D * D], W[D * D], b[D];
    nn_rng g = nn_rng_make(6, NN_STREAM_USER, 0);
    size_t i;
    int same;
    for (i = 0; i < N * D; i++) x[i] = nn_rng_f32(&g) - 0.5f;
    for (i = 0; i < D * D; i++) { V[i] = nn_rng_f32(&g) - 0.5f;  W[i] = nn_rng_f32(&g) - 0.5f; }
    for (i = 0; i < D; i++) b[i] = 0.1f;
    residual_forward(y, h, x, V, b, W, N);
    residual_forward(one, h, x + 3 * D, V, b, W, 1);      /* row 3 alone: the same bits as in the batch, always */
    same = memcmp(one, y + 3 * D, sizeof one) == 0;
    printf("row 3 alone has the bits it has in the batch: %s\n", same ? "yes" : "no");
    return !same;
}
/* prints:
 * row 3 alone has the bits it has in the batch: yes
 */
