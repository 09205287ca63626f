/* 01_tensor.c - one array type, one product.
 *     cc -O2 01_tensor.c -o 01_tensor -lm && ./01_tensor
 * A tensor is plain: data, shape, dtype. Products are plain too: C = A B, each element one chain of fused multiply-adds, so
 * that the same numbers come out on every machine. Read next: 02_xor_by_hand.c */
#define NN_IMPLEMENTATION
#include "../../nn_tensor.h"

int main(void)
{
    nn_tensor a = NN_ZERO, b = NN_ZERO, c = NN_ZERO;
    nn_gemm_desc g = NN_ZERO;
    nn_error e = NN_ZERO;
    int i;
    if (nn_tensor_make2(&a, NN_F32, 2, 3, NULL, &e) || nn_tensor_make2(&b, NN_F32, 3, 2, NULL, &e) || nn_tensor_make2(&c, NN_F32, 2, 2, NULL, &e)) {
        printf("%s\n", e.msg);
        return 1;
    }
    for (i = 0; i < 6; i++) { nn_f32(&a)[i] = (float)(i + 1); nn_f32(&b)[i] = (float)(6 - i); }
    g.m = 2;  g.n = 2;  g.k = 3;                          /* zero means default: no transposition, alpha 1, packed rows */
    g.a = nn_f32(&a);  g.b = nn_f32(&b);  g.c = nn_f32(&c);
    if (nn_gemm(&g, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    for (i = 0; i < 2; i++) printf("%6.1f %6.1f\n", (double)nn_f32(&c)[2 * i], (double)nn_f32(&c)[2 * i + 1]);
    nn_tensor_free(&a);
    nn_tensor_free(&b);
    nn_tensor_free(&c);
    return 0;
}
/* prints:
 *   20.0   14.0
 *   56.0   41.0
 */
