/* 09_strangers_pth.c - look into a .pth that somebody else wrote, and run it.
 *     cc -O2 09_strangers_pth.c -o 09_strangers_pth -lm && ./09_strangers_pth [FILE.pth]
 * The pickle inside is read as data; nothing in it is ever executed. Without an argument it makes a nested checkpoint of
 * its own first. Read next: 10_signature.c */
#define NN_IMPLEMENTATION
#include "../../nn_fmt.h"
#include "../../nn_mlp.h"

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "09_demo.pth";
    nn_dict d = NN_ZERO;
    nn_mlp_desc md = NN_ZERO;
    nn_mlp_layer_desc layers[64];
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    size_t i, k;
    if (argc < 2) {                                       /* {"epoch": 7, "model": {"fc1.weight": ..., ...}} */
        static const char *const names[4] = { "model/fc1.weight", "model/fc1.bias", "model/fc2.weight", "model/fc2.bias" };
        static const size_t rows[4] = { 8, 8, 3, 3 }, cols[4] = { 5, 0, 8, 0 };
        nn_dict made = NN_ZERO;
        nn_tensor t = NN_ZERO;
        nn_pth_opts po = NN_ZERO;
        po.separator = '/';
        if (nn_tensor_scalar_i64(&t, 7, NULL, &e) != NN_OK || nn_dict_put(&made, "epoch", &t, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
        for (i = 0; i < 4; i++) {
            nn_status s = cols[i] ? nn_tensor_make2(&t, NN_F32, rows[i], cols[i], NULL, &e) : nn_tensor_make1(&t, NN_F32, rows[i], NULL, &e);
            if (s == NN_OK) for (k = 0; k < nn_tensor_count(&t); k++) nn_f32(&t)[k] = (float)(k % 7) * 0.1f - 0.3f;
            if (s != NN_OK || nn_dict_put(&made, names[i], &t, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
        }
        if (nn_pth_write(path, &made, &po, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
        nn_dict_free(&made);
    }
    if (nn_pth_read(&d, path, NULL, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }      /* "file: byte N: what, expected, got" */
    for (i = 0; i < d.count; i++) {
        printf("%-18s %s [", d.items[i].name, nn_dtype_name(d.items[i].value.dtype));
        for (k = 0; k < d.items[i].value.ndim; k++) printf("%s%zu", k ? ", " : "", d.items[i].value.shape[k]);
        printf("]\n");
    }
    if (nn_pth_state(&d, &e) != NN_OK || nn_mlp_desc_from_state(&md, layers, 64, &d, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    if (nn_mlp_create(&m, &md, &e) == NN_OK) {
        nn_load_desc ld = NN_ZERO;
        ld.by_order = 1;                                  /* their names are not ours: weights and biases in order */
        if (nn_mlp_load(m, &d, &ld, NULL, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
        printf("a model of %zu -> %zu with %zu parameters\n", m->n_in, m->n_out, m->n_params);
    }
    nn_mlp_destroy(m);
    nn_dict_free(&d);
    if (argc < 2) remove(path);
    return 0;
}
/* prints:
 * epoch              i64 []
 * model.fc1.weight   f32 [8, 5]
 * model.fc1.bias     f32 [8]
 * model.fc2.weight   f32 [3, 8]
 * model.fc2.bias     f32 [3]
 * a model of 5 -> 3 with 75 parameters
 */
