/* tests/bench/gemm_lib.c - nn_gemm behind a plain C interface, for peers_gemm.py (ctypes) */
#define NN_IMPLEMENTATION
#include "../../nn_tensor.h"
#include <stdlib.h>

int gemm_many(size_t m, size_t n, size_t k, const float *a, int trans_a, const float *b, int trans_b, float *c, int reps);
const char *gemm_isa(void);
const char *gemm_isa(void) { return nn_isa_name(); }
int gemm_many(size_t m, size_t n, size_t k, const float *a, int trans_a, const float *b, int trans_b, float *c, int reps)
{
    nn_gemm_desc d = NN_ZERO;
    int i, bad = 0;
    d.m = m;
    d.n = n;
    d.k = k;
    d.a = a;
    d.b = b;
    d.c = c;
    d.trans_a = trans_a;
    d.trans_b = trans_b;
    d.threads = 1;
    d.scratch_bytes = nn_gemm_scratch(&d);
    d.scratch = nn_mem_alloc(d.scratch_bytes, NULL);
    for (i = 0; i < reps; i++) bad |= (int)nn_gemm(&d, NULL);
    nn_mem_free(d.scratch, d.scratch_bytes, NULL);
    return bad;
}
