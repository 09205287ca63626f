/* 05_save_for_pytorch.c - a model as a .pth that torch.load(weights_only=True) opens, and back.
 *     cc -O2 05_save_for_pytorch.c -o 05_save_for_pytorch -lm && ./05_save_for_pytorch
 * In Python: torch.nn.Module with layers = ModuleList([Sequential(Linear, ReLU)]), head = Sequential(Linear):
 *     model.load_state_dict(torch.load("05_demo.pth", weights_only=True), strict=True)
 * Read next: 06_finetune.c */
#define NN_IMPLEMENTATION
#include "../../nn_fmt.h"
#include "../../nn_mlp.h"

int main(void)
{
    size_t hidden = 16, i;
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *a = NULL, *b = NULL;
    nn_dict out = NN_ZERO, in = NN_ZERO;
    nn_load_report rep = NN_ZERO;
    nn_error e = NN_ZERO;
    md.n_in = 4;  md.n_out = 3;  md.hidden = &hidden;  md.n_hidden = 1;  md.seed = 42;      /* torch.manual_seed(42)'s weights */
    if (nn_mlp_create(&a, &md, &e) != NN_OK || nn_mlp_state(a, &out, NULL, 0, &e) != NN_OK || nn_pth_write("05_demo.pth", &out, NULL, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    for (i = 0; i < out.count; i++) printf("%-18s %zu values\n", out.items[i].name, nn_tensor_count(&out.items[i].value));
    md.seed = 1;                                          /* another model, then the file's weights */
    if (nn_mlp_create(&b, &md, &e) != NN_OK || nn_pth_read(&in, "05_demo.pth", NULL, &e) != NN_OK || nn_mlp_load(b, &in, NULL, &rep, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    printf("%zu matched, %zu missing, %zu unexpected\n", rep.matched, rep.missing, rep.unexpected);
    printf("the same bits: %s\n", memcmp(a->params, b->params, a->n_params * sizeof(float)) == 0 ? "yes" : "no");
    nn_load_report_free(&rep);
    nn_dict_free(&out);
    nn_dict_free(&in);
    nn_mlp_destroy(a);
    nn_mlp_destroy(b);
    remove("05_demo.pth");
    return 0;
}
/* prints:
 * layers.0.0.weight  64 values
 * layers.0.0.bias    16 values
 * head.0.weight      48 values
 * head.0.bias        3 values
 * 4 matched, 0 missing, 0 unexpected
 * the same bits: yes
 */
