/* 06_finetune.c - a pretrained backbone, a new head, the backbone frozen: its bytes stay what they were.
 *     cc -O2 06_finetune.c -o 06_finetune -lm && ./06_finetune
 * Read next: 07_taskvec.c */
#define NN_IMPLEMENTATION
#include "../../nn_data.h"
#include "../../nn_train.h"

static int data(nn_tensor *x32, nn_tensor *y, size_t classes, uint64_t seed, nn_error *e)
{
    nn_classification_desc d = nn_classification_desc_default();
    nn_tensor X = NN_ZERO;
    nn_scaler sc = NN_ZERO;
    int bad;
    d.n_samples = 600;  d.n_features = 16;  d.n_informative = 8;  d.n_classes = classes;  d.class_sep = 2;  d.random_state = seed;
    bad = nn_classification_make(&X, y, NULL, &d, e) != NN_OK || nn_scaler_fit(&sc, &X, e) != NN_OK || nn_scaler_transform(&sc, &X, e) != NN_OK || nn_tensor_convert(x32, &X, NN_F32, NULL, e) != NN_OK;
    nn_scaler_free(&sc);
    nn_tensor_free(&X);
    return bad;
}
int main(void)
{
    size_t hidden[2] = { 32, 32 }, n;
    nn_tensor x1 = NN_ZERO, y1 = NN_ZERO, x2 = NN_ZERO, y2 = NN_ZERO;
    nn_mlp_desc md = NN_ZERO;
    nn_train_desc td = NN_ZERO;
    nn_train_set a = NN_ZERO, b = NN_ZERO;
    nn_train_result r = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    void *before;
    md.n_in = 16;  md.n_out = 3;  md.hidden = hidden;  md.n_hidden = 2;
    td.epochs = 20;
    if (data(&x1, &y1, 3, 42, &e) || data(&x2, &y2, 5, 123, &e)) { printf("%s\n", e.msg); return 1; }
    if (nn_mlp_create(&m, &md, &e) != NN_OK || nn_train_set_make(&a, &x1, &y1, &e) != NN_OK || nn_train_fit(m, &a, NULL, &td, NULL, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    if (nn_mlp_replace_head(m, 5, NULL, 0, NN_INIT_DEFAULT, 2, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    printf("frozen tensors: %zu\n", nn_mlp_freeze(m, "layers.*", 1));
    nn_mlp_backbone_bytes(m, &n);
    before = nn_mem_alloc(n, NULL);
    if (!before) return 1;
    memcpy(before, nn_mlp_backbone_bytes(m, &n), n);
    if (nn_train_set_make(&b, &x2, &y2, &e) != NN_OK || nn_train_fit(m, &b, NULL, &td, &r, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    printf("backbone unchanged: %s\n", memcmp(before, nn_mlp_backbone_bytes(m, &n), n) == 0 ? "yes" : "no");
    printf("head learned: %s\n", r.train_loss[r.epochs - 1] < r.train_loss[0] ? "yes" : "no");
    nn_mem_free(before, n, NULL);
    nn_train_result_free(&r);
    nn_mlp_destroy(m);
    nn_tensor_free(&x1);  nn_tensor_free(&y1);  nn_tensor_free(&x2);  nn_tensor_free(&y2);
    return 0;
}
/* prints:
 * frozen tensors: 4
 * backbone unchanged: yes
 * head learned: yes
 */
