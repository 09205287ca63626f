/* 10_signature.c - what a model became: its activations on a fixed probe set, summed up per neuron.
 *     cc -O2 10_signature.c -o 10_signature -lm && ./10_signature
 * Read next: 11_grad_check.c */
#define NN_IMPLEMENTATION
#include "../../nn_sig.h"

int main(void)
{
    size_t hidden = 6, i, l;
    int32_t tokens[20 * 4];
    nn_rng g = nn_rng_make(2, NN_STREAM_PROBE, 0);
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    nn_capture c = NN_ZERO;
    nn_signature s = NN_ZERO;
    nn_signature_desc sd = NN_ZERO;
    nn_error e = NN_ZERO;
    for (i = 0; i < 80; i++) tokens[i] = (int32_t)nn_rng_below(&g, 5);        /* 20 words of 4 letters out of 5 */
    md.n_in = 4 * 5;  md.n_out = 1;  md.hidden = &hidden;  md.n_hidden = 1;  md.names = NN_NAMES_NETWORK;
    sd.methods = 1u << NN_SIG_MEAN | 1u << NN_SIG_STD | 1u << NN_SIG_PCA;
    if (nn_mlp_create(&m, &md, &e) != NN_OK || nn_capture_run(&c, m, nn_mlp_tokens(tokens, 4, 5), 20, NULL, NULL, &e) != NN_OK || nn_signature_make(&s, &c, &sd, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    for (l = 0; l < s.n_layers; l++) printf("layer %s: %zu neurons, %zu numbers each\n", s.layers[l].key, s.layers[l].neurons, s.layers[l].width);
    printf("neuron 0 of layer 0: mean %s, std > 0: %s\n", s.layers[0].values[0] == s.layers[0].values[0] ? "is a number" : "?", s.layers[0].values[1] > 0 ? "yes" : "no");
    nn_signature_free(&s);
    nn_capture_free(&c);
    nn_mlp_destroy(m);
    return 0;
}
/* prints:
 * layer 0: 6 neurons, 5 numbers each
 * layer 2: 1 neurons, 3 numbers each
 * neuron 0 of layer 0: mean is a number, std > 0: yes
 */
