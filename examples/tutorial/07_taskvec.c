/* 07_taskvec.c - a task vector is what fine-tuning added to the weights; kept in double it gives the fine-tuned model back bit for bit.
 *     cc -O2 07_taskvec.c -o 07_taskvec -lm && ./07_taskvec
 * Ilharco et al., Editing Models with Task Arithmetic (2023). Read next: 08_ternary.c */
#define NN_IMPLEMENTATION
#include "../../nn_mlp.h"

int main(void)
{
    size_t hidden = 32, i;
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *pre = NULL, *ft = NULL;
    nn_dict p = NN_ZERO, f = NN_ZERO, tau = NN_ZERO, one = NN_ZERO, minus = NN_ZERO;
    nn_taskvec_info info = NN_ZERO;
    nn_rng g = nn_rng_make(9, NN_STREAM_USER, 0);
    nn_error e = NN_ZERO;
    int same = 1;
    md.n_in = 16;  md.n_out = 4;  md.hidden = &hidden;  md.n_hidden = 1;
    if (nn_mlp_create(&pre, &md, &e) != NN_OK || nn_mlp_copy(&ft, pre, NULL, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    for (i = 0; i < ft->n_params; i++) ft->params[i] += 0.01f * (nn_rng_f32(&g) - 0.5f);      /* stands for fine-tuning */
    if (nn_mlp_state(pre, &p, NULL, 0, &e) != NN_OK || nn_mlp_state(ft, &f, NULL, 0, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    if (nn_taskvec_make(&tau, &p, &f, "layers.*", &info, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    printf("tau: %zu tensors, %zu weights\n", info.tensors, info.weights);
    if (nn_taskvec_apply(&one, &p, &tau, 1.0, &e) != NN_OK || nn_taskvec_apply(&minus, &p, &tau, -1.0, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    for (i = 0; i < tau.count; i++) same &= memcmp(nn_dict_get(&one, tau.items[i].name)->data, nn_dict_get(&f, tau.items[i].name)->data, nn_tensor_bytes(nn_dict_get(&f, tau.items[i].name))) == 0;
    printf("coefficient 1 gives the fine-tuned backbone bit for bit: %s\n", same ? "yes" : "no");
    printf("coefficient -1 forgets: as far away as before: %s\n", fabs(nn_dict_distance(&p, &minus, "layers.*") / nn_dict_distance(&p, &f, "layers.*") - 1) < 1e-4 ? "yes" : "no");
    nn_dict_free(&p);  nn_dict_free(&f);  nn_dict_free(&tau);  nn_dict_free(&one);  nn_dict_free(&minus);
    nn_mlp_destroy(pre);
    nn_mlp_destroy(ft);
    return 0;
}
/* prints:
 * tau: 2 tensors, 544 weights
 * coefficient 1 gives the fine-tuned backbone bit for bit: yes
 * coefficient -1 forgets: as far away as before: yes
 */
