/* tests/interop/sig_driver.c - reads activations and groups, prints the full signature: nn_sig.h beside NumPy. Arguments: FILE.npy (f32 [N,D]) n_groups,
 * then methods' sizes: pca svd fourier bins clusters. Groups are row % n_groups. */
#define NN_IMPLEMENTATION
#include "../../nn_sig.h"
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
    FILE *f;
    float *x;
    int32_t *group;
    double *out;
    size_t N, D, i, j;
    nn_signature_layer y = NN_ZERO;
    nn_signature_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    if (argc < 10) return 2;
    N = (size_t)atol(argv[2]);
    D = (size_t)atol(argv[3]);
    d.methods = (1u << NN_SIG_METHODS) - 1;
    d.n_groups = (size_t)atol(argv[4]);
    d.pca_components = (size_t)atol(argv[5]);
    d.svd_components = (size_t)atol(argv[6]);
    d.fourier_frequencies = (size_t)atol(argv[7]);
    d.entropy_bins = (size_t)atol(argv[8]);
    d.clusters = (size_t)atol(argv[9]);
    x = (float *)malloc(N * D * sizeof *x);
    group = (int32_t *)malloc(N * sizeof *group);
    f = fopen(argv[1], "rb");                          /* raw little-endian floats */
    if (!x || !group || !f || fread(x, sizeof *x, N * D, f) != N * D) return 2;
    fclose(f);
    for (i = 0; i < N; i++) group[i] = (int32_t)(i % d.n_groups);
    d.group = group;
    if (nn_signature_layout(&y, &d, N, D, &e) != NN_OK) { fprintf(stderr, "%s\n", e.msg); return 1; }
    out = (double *)malloc(D * y.width * sizeof *out);
    if (!out || nn_signature_values(out, &y, x, 0, &d, &e) != NN_OK) { fprintf(stderr, "%s\n", e.msg); return 1; }
    for (i = 0; i < y.n_parts; i++) printf("%s %zu %zu\n", nn_sig_method_name(y.part[i].method), y.part[i].offset, y.part[i].count);
    printf("values\n");
    for (j = 0; j < D; j++) { for (i = 0; i < y.width; i++) printf("%.17g ", out[j * y.width + i]); printf("\n"); }
    free(x);
    free(group);
    free(out);
    return 0;
}
