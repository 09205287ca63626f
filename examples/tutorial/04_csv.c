/* 04_csv.c - a data set from a CSV file: read, split, scale, train, judge.
 *     cc -O2 04_csv.c -o 04_csv -lm && ./04_csv
 * Writes its own small file first, so that it runs anywhere. Read next: 05_save_for_pytorch.c */
#define NN_IMPLEMENTATION
#include "../../nn_data.h"
#include "../../nn_train.h"

static int fails(nn_status s, const nn_error *e) { if (s != NN_OK) printf("%s\n", e->msg); return s != NN_OK; }

int main(void)
{
    const char *path = "04_demo.csv";
    nn_classification_desc cd = nn_classification_desc_default();
    nn_tensor X = NN_ZERO, y = NN_ZERO, tr = NN_ZERO, te = NN_ZERO, xtr = NN_ZERO, xte = NN_ZERO, ytr = NN_ZERO, yte = NN_ZERO;
    nn_xy data = NN_ZERO;
    nn_split_desc sd = NN_ZERO;
    nn_scaler sc = NN_ZERO;
    nn_linear model = NN_ZERO;
    nn_logistic_desc ld = NN_ZERO;
    nn_xy_desc xd = NN_ZERO;
    nn_error e = NN_ZERO;
    int64_t pred[50];
    int right = 0, i;
    cd.n_samples = 200;  cd.n_features = 8;  cd.n_informative = 4;  cd.class_sep = 2;  cd.random_state = 7;
    if (fails(nn_classification_make(&X, &y, NULL, &cd, &e), &e)) return 1;
    if (fails(nn_csv_write_xy(path, &X, &y, NULL, "label", NULL, NULL, &e), &e)) return 1;

    xd.dtype = NN_F64;  xd.label = "label";               /* errors would name file, line, column and value */
    if (fails(nn_csv_read_xy(&data, path, &xd, NULL, &e), &e)) return 1;
    sd.n_test = 50;  sd.stratify = &data.y;  sd.random_state = 42;      /* scikit-learn's own rows for this seed */
    if (fails(nn_train_test_split(&tr, &te, 200, &sd, &e), &e)) return 1;
    if (fails(nn_gather_rows(&xtr, &data.x, &tr, NULL, &e), &e) || fails(nn_gather_rows(&xte, &data.x, &te, NULL, &e), &e)) return 1;
    if (fails(nn_gather_rows(&ytr, &data.y, &tr, NULL, &e), &e) || fails(nn_gather_rows(&yte, &data.y, &te, NULL, &e), &e)) return 1;
    if (fails(nn_scaler_fit(&sc, &xtr, &e), &e) || fails(nn_scaler_transform(&sc, &xtr, &e), &e) || fails(nn_scaler_transform(&sc, &xte, &e), &e)) return 1;
    if (fails(nn_logistic_fit(&model, &xtr, nn_i64(&ytr), &ld, &e), &e) || fails(nn_linear_predict(pred, &model, &xte, &e), &e)) return 1;
    for (i = 0; i < 50; i++) right += pred[i] == nn_i64(&yte)[i];
    printf("read %zu rows of %zu columns\n", data.x.shape[0], data.x.shape[1]);
    printf("better than guessing: %s\n", right > 35 ? "yes" : "no");

    remove(path);
    nn_linear_free(&model);  nn_scaler_free(&sc);  nn_xy_free(&data);
    nn_tensor_free(&X);  nn_tensor_free(&y);  nn_tensor_free(&tr);  nn_tensor_free(&te);
    nn_tensor_free(&xtr);  nn_tensor_free(&xte);  nn_tensor_free(&ytr);  nn_tensor_free(&yte);
    return 0;
}
/* prints:
 * read 200 rows of 8 columns
 * better than guessing: yes
 */
