/* tests/bench/gemm_lib.c - nn_gemm, the packed model's one row and the FMA peak behind a plain C interface, for peers_gemm.py (ctypes) */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../../nn_mlp.h"
#include "bench.h"

int gemm_many(size_t m, size_t n, size_t k, const float *a, int trans_a, const float *b, int trans_b, float *c, int reps);
int packed_open(size_t n_out, size_t n_in, const float *w);
int packed_many(float *y, const float *x, size_t rows, int reps);
double gemm_peak(void);
const char *gemm_isa(void);
const char *gemm_isa(void) { return nn_isa_name(); }
double gemm_peak(void) { return bench_peak_now(); }
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
/* a peer's cblas_sgemm in the same kind of loop: `wide` when its integers have 64 bits (row major; 111 as it is, 112 transposed) */
typedef void sgemm32(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
typedef void sgemm64(int, int, int, int64_t, int64_t, int64_t, float, const float *, int64_t, const float *, int64_t, float, float *, int64_t);
void cblas_many(void *function, int wide, int m, int n, int k, const float *a, int trans_a, const float *b, int trans_b, float *c, int reps);
void cblas_many(void *function, int wide, int m, int n, int k, const float *a, int trans_a, const float *b, int trans_b, float *c, int reps)
{
    const int ta = trans_a ? 112 : 111, tb = trans_b ? 112 : 111, lda = trans_a ? m : k, ldb = trans_b ? k : n;
    sgemm32 *narrow;
    sgemm64 *broad;
    int i;
    memcpy(&narrow, &function, sizeof narrow);
    memcpy(&broad, &function, sizeof broad);
    for (i = 0; i < reps; i++) {
        if (wide) broad(101, ta, tb, m, n, k, 1.0f, a, lda, b, ldb, 0.0f, c, n);
        else      narrow(101, ta, tb, m, n, k, 1.0f, a, lda, b, ldb, 0.0f, c, n);
    }
}
/* one linear layer of weights [out][in], bias 0, packed */
static nn_mlp_packed *packed;
int packed_open(size_t n_out, size_t n_in, const float *w)
{
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL;
    int s;
    nn_mlp_packed_free(packed);
    packed = NULL;
    d.n_in = n_in;
    d.n_out = n_out;
    s = (int)nn_mlp_create(&m, &d, NULL);
    if (s != 0) return s;
    memset(m->params, 0, m->n_params * sizeof *m->params);
    memcpy(m->layers[0].weight, w, n_out * n_in * sizeof *w);
    s = (int)nn_mlp_pack(&packed, m, NULL, NULL);
    nn_mlp_destroy(m);
    return s;
}
int packed_many(float *y, const float *x, size_t rows, int reps)
{
    int i, bad = 0;
    for (i = 0; i < reps; i++) bad |= (int)nn_mlp_packed_predict(packed, y, nn_mlp_dense(x, 0), rows, NULL);
    return bad;
}
