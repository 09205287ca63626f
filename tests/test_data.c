/* tests/test_data.c - nn_data.h [CLASSIFICATION] [SPLIT] [SCALE]: scikit-learn's published vectors, the rules of every option, the stable
 * mode, ground truth, frozen hashes, refusals, and an allocator that fails at every k */
#define NN_IMPLEMENTATION
#include "../nn_data.h"
#include "nn_test.h"

static nn_error e;
static uint64_t fnv(const void *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    uint64_t h = 14695981039346656037u;
    while (n--) h = (h ^ *u++) * 1099511628211u;
    return h;
}
static int is(const nn_tensor *t, const int64_t *want, size_t n)
{
    size_t i;
    if (t->shape[0] != n) return 0;
    for (i = 0; i < n; i++) if (nn_i64(t)[i] != want[i]) return 0;
    return 1;
}
#define IS(t, ...) do { static const int64_t w_[] = { __VA_ARGS__ }; CHECK_MSG(is(t, w_, sizeof w_ / 8), "%s: %lld %lld %lld ...", #t, (long long)nn_i64(t)[0], (long long)nn_i64(t)[1], (long long)nn_i64(t)[2]); } while (0)

static void make_classification_vectors(void)
{
    nn_classification_desc d = nn_classification_desc_default();
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    size_t i;
    int64_t sum = 0;
    d.random_state = 42;
    d.n_samples = 6;
    d.n_features = 4;
    CHECK_OK(nn_classification_make(&x, &y, NULL, &d, &e), e);
    IS(&y, 0, 1, 0, 1, 0, 1);
    CHECK_NEAR(nn_f64(&x)[0], 0.7153580226833032, 1e-12); CHECK_NEAR(nn_f64(&x)[3], -0.13019631183978542, 1e-12);
    CHECK_NEAR(nn_f64(&x)[20], -0.9550482265885055, 1e-12); CHECK_NEAR(nn_f64(&x)[22], 1.2314067209606367, 1e-12);
    nn_tensor_free(&x); nn_tensor_free(&y);
    d = nn_classification_desc_default();
    d.random_state = 42;
    CHECK_OK(nn_classification_make(&x, &y, NULL, &d, &e), e);
    CHECK_INT(x.shape[0], 100); CHECK_INT(x.shape[1], 20);
    for (i = 0; i < 100; i++) sum += nn_i64(&y)[i];
    CHECK_INT(sum, 50);
    CHECK_NEAR(nn_f64(&x)[0], -2.025142586657607, 1e-12); CHECK_NEAR(nn_f64(&x)[1999], -0.6680904536430488, 1e-12);
    CHECK(fnv(x.data, nn_tensor_bytes(&x)) == 0xf1ea4c4438676da0);      /* the same bits on every path and compiler */
    nn_tensor_free(&x); nn_tensor_free(&y);
}
static void ground_truth(void)
{
    nn_classification_desc d = nn_classification_desc_default();
    nn_classification_truth t = NN_ZERO;
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    size_t i, j, n = 500, f = 16, roles[4] = { 0 }, flips = 0;
    int stable;
    for (stable = 0; stable < 2; stable++) {
        d.n_samples = n; d.n_features = f; d.n_informative = 5; d.n_redundant = 3; d.n_repeated = 4; d.n_classes = 3; d.flip_y = 0.2; d.random_state = 9; d.stable = stable;
        d.random_shift = d.random_scale = 0; d.class_sep = 3;
        memset(roles, 0, sizeof roles);
        flips = 0;
        CHECK_OK(nn_classification_make(&x, &y, &t, &d, &e), e);
        for (j = 0; j < f; j++) roles[nn_u8(&t.role)[j]]++;
        CHECK(roles[0] == 5 && roles[1] == 3 && roles[2] == 4 && roles[3] == 4);
        for (j = 0; j < f; j++) if (nn_u8(&t.role)[j] == NN_ROLE_REPEATED) {
            size_t k;
            for (k = 0; k < f && nn_i64(&t.column)[k] != nn_i64(&t.source)[j]; k++) { }
            for (i = 0; i < n; i++) CHECK(nn_f64(&x)[i * f + j] == nn_f64(&x)[i * f + k]);
        } else CHECK(nn_i64(&t.source)[j] == nn_i64(&t.column)[j]);
        for (i = 0; i < n; i++) {
            flips += nn_u8(&t.flipped)[i];
            if (!nn_u8(&t.flipped)[i]) CHECK(nn_i64(&y)[i] == nn_i64(&t.cluster)[i] % 3);
            CHECK(nn_i64(&t.cluster)[i] >= 0 && nn_i64(&t.cluster)[i] < 6 && nn_i64(&y)[i] < 3);
        }
        CHECK(flips > 60 && flips < 140);
        CHECK_INT(t.centroids.shape[0], 6); CHECK_INT(t.centroids.shape[1], 5);
        for (i = 0; i < 30; i++) CHECK(fabs(nn_f64(&t.centroids)[i]) == 3);
        nn_classification_truth_free(&t); nn_tensor_free(&x); nn_tensor_free(&y);
    }
    CHECK_STR(nn_column_role_name(NN_ROLE_REDUNDANT), "redundant");
}
/* the twin on 1, 2, 3 and 7 threads: normals in blocks, rows moved along their cycles in parts (odd counts of normals before the useless columns too) */
static void threads_agree(void)
{
    static const size_t shape[][3] = { { 1000, 300, 5 }, { 999, 301, 7 }, { 2001, 70, 1 }, { 70000, 3, 2 } };      /* rows, columns, informative */
    size_t i;
    int t;
    for (i = 0; i < sizeof shape / sizeof *shape; i++) {
        uint64_t want = 0;
        for (t = 1; t <= 4; t++) {
            nn_classification_desc d = nn_classification_desc_default();
            nn_tensor x = NN_ZERO, y = NN_ZERO;
            d.n_samples = shape[i][0]; d.n_features = shape[i][1]; d.n_informative = shape[i][2]; d.n_redundant = 0; d.n_classes = 2; d.n_clusters_per_class = 1;
            d.random_state = 5; d.threads = t == 4 ? 7 : t;
            CHECK_OK(nn_classification_make(&x, &y, NULL, &d, &e), e);
            if (t == 1) want = fnv(x.data, nn_tensor_bytes(&x)) ^ fnv(y.data, nn_tensor_bytes(&y));
            else CHECK((fnv(x.data, nn_tensor_bytes(&x)) ^ fnv(y.data, nn_tensor_bytes(&y))) == want);
            nn_tensor_free(&x); nn_tensor_free(&y);
        }
    }
}
static void stable_mode(void)
{
    nn_classification_desc d = nn_classification_desc_default();
    nn_classification *g = NULL;
    nn_classification_truth t = NN_ZERO;
    nn_tensor x = NN_ZERO, y = NN_ZERO, x2 = NN_ZERO, y2 = NN_ZERO;
    size_t i, f = 40, shown[4] = { 0 };
    static const double w[3] = { 0.6, 0.3, 0.1 };
    double *row = (double *)malloc(7 * f * 8);
    int64_t lab[7], clu[7];
    d.n_samples = 300; d.n_features = f; d.n_informative = 14; d.n_redundant = 4; d.n_repeated = 2; d.n_classes = 3; d.weights = w; d.n_weights = 3;
    d.random_shift = d.random_scale = 1; d.no_hypercube = 1; d.random_state = 0x123456789abcdefu; d.stable = 1; d.threads = 1; d.flip_y = 0;
    CHECK_OK(nn_classification_make(&x, &y, NULL, &d, &e), e);
    d.n_samples = 2000; d.threads = 4;
    CHECK_OK(nn_classification_make(&x2, &y2, &t, &d, &e), e);
    CHECK(memcmp(x.data, x2.data, nn_tensor_bytes(&x)) == 0 && memcmp(y.data, y2.data, nn_tensor_bytes(&y)) == 0);
    for (i = 0; i < 2000; i++) shown[nn_i64(&y2)[i]]++;
    CHECK(shown[0] > 1100 && shown[0] < 1300 && shown[2] > 140 && shown[2] < 260);
    CHECK(fnv(x.data, nn_tensor_bytes(&x)) == 0xa647e935941172ad);   /* frozen: published sets depend on it */
    CHECK_OK(nn_classification_create(&g, &d, &e), e);
    CHECK_OK(nn_classification_rows(g, row, lab, clu, NULL, 1234, 7, &e), e);
    CHECK(memcmp(row, nn_f64(&x2) + 1234 * f, 7 * f * 8) == 0 && memcmp(lab, nn_i64(&y2) + 1234, sizeof lab) == 0 && memcmp(clu, nn_i64(&t.cluster) + 1234, sizeof clu) == 0);
    CHECK_OK(nn_classification_rows(g, row, lab, NULL, NULL, (uint64_t)1 << 40, 1, &e), e);    /* any row, however far */
    nn_classification_truth_free(&t);
    CHECK_OK(nn_classification_structure(g, &t, &e), e);
    CHECK_INT(t.role.shape[0], f); CHECK(t.row.data == NULL);
    nn_classification_destroy(g);
    d.stable = 0; d.random_state = 1;
    CHECK_INT(nn_classification_create(&g, &d, &e), NN_E_ARG);
    free(row);
    nn_classification_truth_free(&t);
    nn_tensor_free(&x); nn_tensor_free(&y); nn_tensor_free(&x2); nn_tensor_free(&y2);
}
static void impossible_sets(void)
{
    static const double w[3] = { 0.5, 0.6, -0.1 };
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    nn_classification_desc d = nn_classification_desc_default();
#define REFUSED(status, word) do { CHECK_INT(nn_classification_make(&x, &y, NULL, &d, &e), status); CHECK_MSG(strstr(e.msg, word) != NULL, "%s", e.msg); CHECK(x.data == NULL); d = nn_classification_desc_default(); } while (0)
    d.n_classes = 3; REFUSED(NN_E_ARG, "n_classes 3 x n_clusters_per_class 2 must be at most 2^n_informative = 2^2");
    d.n_features = 3; REFUSED(NN_E_ARG, "must be at most n_features, got 3");
    d.n_redundant = (size_t)-1; REFUSED(NN_E_ARG, "n_features");
    d.weights = w; d.n_weights = 2; REFUSED(NN_E_ARG, "sum to at most 1, got 1.1");
    d.weights = w; d.n_weights = 3; REFUSED(NN_E_ARG, "expected 1 or 2 weights, got 3");
    d.n_classes = 3; d.n_informative = 3; d.weights = w; d.n_weights = 3; REFUSED(NN_E_ARG, "weight 2 must be in [0, 1], got -0.1");
    d.flip_y = 1.5; REFUSED(NN_E_ARG, "flip_y");
    d.flip_y = nni_nan(); REFUSED(NN_E_ARG, "flip_y");
    d.random_state = (uint64_t)1 << 32; REFUSED(NN_E_ARG, "2^32 - 1, got 4294967296");
    d.n_samples = SIZE_MAX / 4; REFUSED(NN_E_NOMEM, "");
    d.n_informative = SIZE_MAX / 8; d.n_features = SIZE_MAX / 4; REFUSED(NN_E_NOMEM, "");
    d.class_sep = HUGE_VAL; REFUSED(NN_E_ARG, "finite");
}
static void splits(void)
{
    nn_split_desc d = NN_ZERO;
    nn_tensor tr = NN_ZERO, te = NN_ZERO, fold = NN_ZERO;
    int64_t lab[10] = { 0, 0, 0, 0, 0, 0, 1, 1, 1, 1 };
    size_t n = 10;
    nn_tensor y = nn_tensor_view(lab, NN_I64, 1, &n);
    nn_fold_desc k = NN_ZERO;
    d.random_state = 42;
    d.test_size = 0.3;
    CHECK_OK(nn_train_test_split(&tr, &te, 10, &d, &e), e);
    IS(&tr, 0, 7, 2, 9, 4, 3, 6); IS(&te, 8, 1, 5);
    nn_tensor_free(&tr); nn_tensor_free(&te);
    d.stratify = &y;
    CHECK_OK(nn_train_test_split(&tr, &te, 10, &d, &e), e);
    IS(&tr, 2, 9, 0, 7, 8, 5, 1); IS(&te, 4, 3, 6);
    nn_tensor_free(&tr); nn_tensor_free(&te);
    lab[6] = 2;
    CHECK_OK(nn_train_test_split(&tr, &te, 10, &d, &e) == NN_E_ARG ? NN_OK : NN_E_IO, e); CHECK(strstr(e.msg, "class 2 has only 1 row") != NULL); CHECK(tr.data == NULL);
    lab[6] = 1;
    d.no_shuffle = 1; CHECK_INT(nn_train_test_split(&tr, &te, 10, &d, &e), NN_E_ARG);
    d.stratify = NULL; CHECK_OK(nn_train_test_split(&tr, &te, 10, &d, &e), e); IS(&tr, 0, 1, 2, 3, 4, 5, 6); IS(&te, 7, 8, 9);
    nn_tensor_free(&tr); nn_tensor_free(&te);
    CHECK_OK(nn_train_test_split(&tr, &te, 10, NULL, &e), e); CHECK_INT(te.shape[0], 3);      /* a quarter, rounded up */
    nn_tensor_free(&tr); nn_tensor_free(&te);
    d.test_size = 1; CHECK_INT(nn_train_test_split(&tr, &te, 10, &d, &e), NN_E_ARG);
    d.test_size = nni_nan(); CHECK_INT(nn_train_test_split(&tr, &te, 10, &d, &e), NN_E_ARG);
    d.test_size = 0; d.n_test = 10; CHECK_INT(nn_train_test_split(&tr, &te, 10, &d, &e), NN_E_ARG);
    d.n_test = 5; d.n_train = 6; CHECK_INT(nn_train_test_split(&tr, &te, 10, &d, &e), NN_E_ARG);
    d.n_test = SIZE_MAX; d.n_train = 2; CHECK_INT(nn_train_test_split(&tr, &te, 10, &d, &e), NN_E_ARG);
    CHECK_INT(nn_train_test_split(&tr, &te, 0, NULL, &e), NN_E_ARG);
    d.random_state = (uint64_t)1 << 40; CHECK_INT(nn_train_test_split(&tr, &te, 10, &d, &e), NN_E_ARG);
    k.k = 3;
    CHECK_OK(nn_kfold(&fold, 10, &k, &e), e); IS(&fold, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2);
    CHECK_OK(nn_fold_indices(&tr, &te, &fold, 1, NULL, &e), e); IS(&te, 4, 5, 6); IS(&tr, 0, 1, 2, 3, 7, 8, 9);
    nn_tensor_free(&tr); nn_tensor_free(&te); nn_tensor_free(&fold);
    k.stratify = &y;
    CHECK_OK(nn_kfold(&fold, 10, &k, &e), e); IS(&fold, 0, 0, 1, 1, 2, 2, 0, 0, 1, 2);
    nn_tensor_free(&fold);
    k.k = 7; CHECK_INT(nn_kfold(&fold, 10, &k, &e), NN_E_ARG);
    k.k = 11; k.stratify = NULL; CHECK_INT(nn_kfold(&fold, 10, &k, &e), NN_E_ARG);
    k.k = 1; CHECK_INT(nn_kfold(&fold, 10, &k, &e), NN_E_ARG);
    k.k = 3; k.groups = &y; CHECK_INT(nn_kfold(&fold, 10, &k, &e), NN_E_ARG);
}
static void groups_stay_together(void)
{
    size_t n = 400, i, j;
    nn_tensor y = NN_ZERO, g = NN_ZERO, tr = NN_ZERO, te = NN_ZERO;
    nn_split_desc d = NN_ZERO;
    nn_rng r = nn_rng_make(3, NN_STREAM_USER, 0);
    int seen[60] = { 0 };
    double share[2] = { 0 };
    CHECK_OK(nn_tensor_make1(&y, NN_I64, n, NULL, &e), e); CHECK_OK(nn_tensor_make1(&g, NN_I64, n, NULL, &e), e);
    for (i = 0; i < n; i++) { nn_i64(&g)[i] = (int64_t)nn_rng_below(&r, 60); nn_i64(&y)[i] = nn_rng_below(&r, 4) == 0; }
    d.groups = &g; d.stratify = &y; d.test_size = 0.2;
    CHECK_OK(nn_train_test_split(&tr, &te, n, &d, &e), e);
    CHECK_INT(tr.shape[0] + te.shape[0], n);
    for (i = 0; i < tr.shape[0]; i++) seen[nn_i64(&g)[nn_i64(&tr)[i]]] = 1;
    for (i = 0; i < te.shape[0]; i++) CHECK(!seen[nn_i64(&g)[nn_i64(&te)[i]]]);
    for (j = 0; j < 2; j++) { const nn_tensor *t = j ? &te : &tr; for (i = 0; i < t->shape[0]; i++) share[j] += (double)nn_i64(&y)[nn_i64(t)[i]] / (double)t->shape[0]; }
    CHECK_NEAR(share[0], share[1], 0.03); CHECK_NEAR((double)te.shape[0], 80, 12);
    nn_tensor_free(&tr); nn_tensor_free(&te);
    d.train_size = 0.5; CHECK_INT(nn_train_test_split(&tr, &te, n, &d, &e), NN_E_ARG);
    nn_tensor_free(&y); nn_tensor_free(&g);
}
static void gather(void)
{
    float v[6] = { 1, 2, 3, 4, 5, 6 };
    int64_t at[4] = { 2, 0, 2, 1 };
    size_t shape[2] = { 3, 2 }, four = 4;
    nn_tensor x = nn_tensor_view(v, NN_F32, 2, shape), idx = nn_tensor_view(at, NN_I64, 1, &four), out = NN_ZERO;
    CHECK_OK(nn_gather_rows(&out, &x, &idx, NULL, &e), e);
    CHECK_INT(out.shape[0], 4); CHECK(nn_f32(&out)[0] == 5 && nn_f32(&out)[3] == 2 && nn_f32(&out)[7] == 4);
    nn_tensor_free(&out);
    at[3] = 3; CHECK_INT(nn_gather_rows(&out, &x, &idx, NULL, &e), NN_E_ARG); CHECK(strstr(e.msg, "index 3") != NULL);
    at[3] = -1; CHECK_INT(nn_gather_rows(&out, &x, &idx, NULL, &e), NN_E_ARG);
}
static void scalers(void)
{
    double v[12] = { 1, 5, 0, 2, 5, 0, 3, 5, 0, 6, 5, 0 }, keep[12];
    float f[4] = { 1, 2, 3, 6 };
    size_t shape[2] = { 4, 3 }, one[2] = { 4, 1 }, i;
    nn_tensor x = nn_tensor_view(v, NN_F64, 2, shape), xf = nn_tensor_view(f, NN_F32, 2, one);
    nn_scaler s = NN_ZERO;
    for (i = 0; i < 4; i++) v[3 * i + 2] = nni_nan();
    memcpy(keep, v, sizeof v);
    CHECK_INT(nn_scaler_transform(&s, &x, &e), NN_E_ARG);
    CHECK_OK(nn_scaler_fit(&s, &x, &e), e);
    CHECK(nn_f64(&s.mean)[0] == 3 && nn_f64(&s.var)[0] == 3.5 && nn_f64(&s.scale)[0] == sqrt(3.5));
    CHECK(nn_f64(&s.mean)[1] == 5 && nn_f64(&s.scale)[1] == 1);        /* constant */
    CHECK(nn_f64(&s.count)[2] == 0 && nn_f64(&s.scale)[2] == 1);        /* nothing but NaN */
    CHECK_OK(nn_scaler_transform(&s, &x, &e), e);
    CHECK(v[0] == -2 / sqrt(3.5) && v[1] == 0 && isnan(v[2]));
    CHECK_OK(nn_scaler_inverse(&s, &x, &e), e);
    for (i = 0; i < 12; i++) if (i % 3 < 2) CHECK_NEAR(v[i], keep[i], 1e-14);
    CHECK_INT(nn_scaler_transform(&s, &xf, &e), NN_E_ARG);
    {                                                                  /* in two parts: 1 2 | 3 6, 1 2 3 | 6, 1 | 2 3 6 */
        size_t first;
        for (first = 1; first < 4; first++) {
            size_t rows[2] = { 0, 3 };
            nn_tensor part;
            nn_scaler two = NN_ZERO;
            rows[0] = first; part = nn_tensor_view(v, NN_F64, 2, rows);
            CHECK_OK(nn_scaler_fit(&two, &part, &e), e);
            rows[0] = 4 - first; part = nn_tensor_view(v + 3 * first, NN_F64, 2, rows);
            CHECK_OK(nn_scaler_partial_fit(&two, &part, &e), e);
            CHECK(nn_f64(&two.count)[0] == 4 && nn_f64(&two.count)[2] == 0);
            CHECK_NEAR(nn_f64(&two.mean)[0], 3, 1e-15);
            CHECK_NEAR(nn_f64(&two.var)[0], 3.5, 1e-14);
            CHECK(nn_f64(&two.scale)[1] == 1);
            nn_scaler_free(&two);
        }
    }
    v[4] = HUGE_VAL; CHECK_INT(nn_scaler_partial_fit(&s, &x, &e), NN_E_NONFINITE); CHECK(nn_f64(&s.mean)[0] == 3); CHECK(strstr(e.msg, "row 1, column 1") != NULL);
    nn_scaler_free(&s);
    s.kind = NN_SCALER_MINMAX; s.lo = -1; s.hi = 1;
    CHECK_OK(nn_scaler_fit(&s, &xf, &e), e);
    CHECK_OK(nn_scaler_transform(&s, &xf, &e), e);
    CHECK_NEAR(f[0], -1, 1e-6); CHECK_NEAR(f[3], 1, 1e-6); CHECK_NEAR(f[1], -0.6, 1e-6);
    CHECK_OK(nn_scaler_inverse(&s, &xf, &e), e); CHECK_NEAR(f[3], 6, 1e-5);
    nn_scaler_free(&s);
    {                                                                  /* limits over several parts; of equal values the first */
        double ends[3] = { 0, 10, 5 }, more[6] = { 4, 5, 6, 7, 8, 9 }, zeros[2] = { 0.0, -0.0 };
        size_t rows[2] = { 3, 1 };
        nn_tensor part = nn_tensor_view(ends, NN_F64, 2, rows);
        memset(&s, 0, sizeof s);
        s.kind = NN_SCALER_MINMAX;
        s.hi = 1;
        CHECK_OK(nn_scaler_fit(&s, &part, &e), e);
        rows[0] = 6;
        part = nn_tensor_view(more, NN_F64, 2, rows);
        CHECK_OK(nn_scaler_partial_fit(&s, &part, &e), e);
        CHECK_NEAR(nn_f64(&s.min)[0], 0, 0);
        CHECK_NEAR(nn_f64(&s.max)[0], 10, 0);
        rows[0] = 2;
        part = nn_tensor_view(zeros, NN_F64, 2, rows);       /* a constant column becomes the lower limit */
        CHECK_OK(nn_scaler_fit(&s, &part, &e), e);
        CHECK_OK(nn_scaler_transform(&s, &part, &e), e);
        CHECK(zeros[0] == 0 && zeros[1] == 0);
        zeros[0] = 0.0;
        zeros[1] = -0.0;
        CHECK(!signbit(nn_f64(&s.min)[0]) && !signbit(nn_f64(&s.max)[0]));
        nn_scaler_free(&s);
        memset(&s, 0, sizeof s);
    }
    s.kind = NN_SCALER_MINMAX; s.lo = 2; s.hi = 1; CHECK_INT(nn_scaler_fit(&s, &xf, &e), NN_E_ARG);
}
static void onehot_and_codes(void)
{
    int32_t lab[4] = { 2, 0, 1, 2 };
    double num[5] = { 1.5, -3, 1.5, 7, -3 };
    uint32_t text[3][4] = { { 'b', 0, 0, 0 }, { 'a', 'b', 0, 0 }, { 'b', 0, 0, 0 } };
    size_t four = 4, five = 5, three = 3;
    nn_tensor l = nn_tensor_view(lab, NN_I32, 1, &four), x = nn_tensor_view(num, NN_F64, 1, &five), t = NN_ZERO, hot = NN_ZERO, codes = NN_ZERO, classes = NN_ZERO, again = NN_ZERO;
    CHECK_OK(nn_onehot(&hot, &l, 3, NULL, &e), e);
    CHECK(nn_f32(&hot)[2] == 1 && nn_f32(&hot)[3] == 1 && nn_f32(&hot)[0] == 0);
    nn_tensor_free(&hot);
    CHECK_INT(nn_onehot(&hot, &l, 2, NULL, &e), NN_E_ARG); lab[1] = -1; CHECK_INT(nn_onehot(&hot, &l, 3, NULL, &e), NN_E_ARG); CHECK(strstr(e.msg, "row 1") != NULL);
    CHECK_OK(nn_label_encode(&codes, &classes, &x, NULL, &e), e);
    IS(&codes, 1, 0, 1, 2, 0); CHECK_INT(classes.shape[0], 3); CHECK(nn_f64(&classes)[0] == -3 && nn_f64(&classes)[2] == 7);
    num[0] = 7;
    CHECK_OK(nn_label_lookup(&again, &classes, &x, NULL, &e), e); IS(&again, 2, 0, 1, 2, 0);
    nn_tensor_free(&again);
    num[2] = 8; CHECK_INT(nn_label_lookup(&again, &classes, &x, NULL, &e), NN_E_ARG); CHECK(strstr(e.msg, "row 2: unknown value 8") != NULL);
    num[2] = nni_nan(); CHECK_INT(nn_label_encode(&again, NULL, &x, NULL, &e), NN_E_ARG);
    nn_tensor_free(&codes); nn_tensor_free(&classes);
    CHECK_OK(nn_tensor_make_text(&t, NN_UCS4, 4, 1, &three, NULL, &e), e);
    memcpy(t.data, text, sizeof text);
    CHECK_OK(nn_label_encode(&codes, &classes, &t, NULL, &e), e);
    IS(&codes, 1, 0, 1); CHECK_INT(classes.shape[0], 2); CHECK_INT(classes.itemsize, 16);
    nn_tensor_free(&codes); nn_tensor_free(&classes); nn_tensor_free(&t);
}
static void no_memory(void)
{
    test_heap h = { 0 };
    int k, done = 0, what;
    for (what = 0; what < 6; what++) for (k = 1, done = 0; k < 60 && !done; k++) {
        nn_tensor a = NN_ZERO, b = NN_ZERO;
        nn_classification_truth t = NN_ZERO;
        nn_classification_desc d = nn_classification_desc_default();
        nn_split_desc sd = NN_ZERO;
        nn_fold_desc fd = NN_ZERO;
        nn_scaler sc = NN_ZERO;
        int64_t lab[12] = { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 }, gr[12] = { 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5 };
        double v[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
        size_t n = 12, shape[2] = { 4, 3 };
        nn_tensor y = nn_tensor_view(lab, NN_I64, 1, &n), g = nn_tensor_view(gr, NN_I64, 1, &n), x = nn_tensor_view(v, NN_F64, 2, shape);
        nn_status s;
        memset(&h, 0, sizeof h);
        h.fail_at = k;
        d.alloc = sd.alloc = fd.alloc = sc.alloc = test_heap_hooks(&h);
        d.stable = what == 1; d.n_informative = 4; d.threads = 1;
        sd.stratify = &y; fd.stratify = &y; fd.groups = &g; fd.k = 3;
        s = what < 2 ? nn_classification_make(&a, &b, &t, &d, &e) : what == 2 ? nn_train_test_split(&a, &b, 12, &sd, &e) : what == 3 ? nn_kfold(&a, 12, &fd, &e)
          : what == 4 ? nn_scaler_fit(&sc, &x, &e) : nn_label_encode(&a, &b, &y, &d.alloc, &e);
        done = s == NN_OK;
        if (!done) CHECK_INT(s, NN_E_NOMEM);
        nn_tensor_free(&a); nn_tensor_free(&b); nn_classification_truth_free(&t); nn_scaler_free(&sc);
        CHECK_INT(h.live, 0);
    }
    CHECK(done);
}
/* a related set: the base's clusters and columns are there, to the bit, for a base of either mode */
static void related_sets(void)
{
    int stable;
    for (stable = 0; stable < 2; stable++) {
        nn_classification_desc d = nn_classification_desc_default();
        nn_related_desc r;
        nn_classification_truth base = NN_ZERO, own = NN_ZERO;
        nn_classification *g = NULL;
        nn_tensor x = NN_ZERO, y = NN_ZERO;
        int64_t from[15];
        size_t i, j, k, old = 0, moved = 0;
        memset(&r, 0, sizeof r);
        d.n_samples = 200; d.n_features = 30; d.n_informative = 8; d.n_redundant = 2; d.n_classes = 4;
            d.n_clusters_per_class = 3;
        d.random_state = 42; d.stable = stable;
        r.base = d;
        CHECK_OK(nn_classification_make(&x, &y, &base, &d, &e), e);
        d.stable = 1; d.n_classes = 5; d.random_state = 7;
        r.share_columns = 1; r.share_clusters = 0.6; r.regroup = 1;
        CHECK_OK(nn_classification_relate(&g, from, &d, &r, &e), e);
        CHECK_OK(nn_classification_structure(g, &own, &e), e);
        CHECK(memcmp(base.column.data, own.column.data, 30 * sizeof(int64_t)) == 0);
        for (k = 0; k < 15; k++) {
            int twin = 0;
            if (from[k] >= 0) {
                old++;
                CHECK(from[k] < 12);
                CHECK(memcmp(nn_f64(&own.centroids) + k * 8, nn_f64(&base.centroids) + from[k] * 8,
                    8 * sizeof(double)) == 0);
                continue;
            }
            for (j = 0; j < 12; j++) if (!memcmp(nn_f64(&own.centroids) + k * 8,
                nn_f64(&base.centroids) + j * 8, 8 * sizeof(double))) twin = 1;
            for (j = 0; j < k; j++) if (!memcmp(nn_f64(&own.centroids) + k * 8,
                nn_f64(&own.centroids) + j * 8, 8 * sizeof(double))) twin = 1;
            CHECK(!twin);
        }
        CHECK_INT(old, 9);
        for (i = 0; i < 15; i++) for (j = 0; j < i; j++) CHECK(from[i] < 0 || from[i] != from[j]);
        nn_classification_destroy(g);
        nn_classification_truth_free(&own);
        /* without regrouping a shared cluster keeps its class; half of the columns move */
        r.regroup = 0; r.share_columns = 0.5; d.n_classes = 4;
        CHECK_OK(nn_classification_relate(&g, from, &d, &r, &e), e);
        CHECK_OK(nn_classification_structure(g, &own, &e), e);
        for (k = 0; k < 12; k++) if (from[k] >= 0) CHECK_INT(from[k] % 4, k % 4);
        for (i = 0; i < 30; i++) {
            size_t at = 0;
            for (j = 0; j < 30; j++) at += nn_i64(&own.column)[j] == (int64_t)i;
            CHECK_INT(at, 1);
            if (nn_i64(&base.column)[i] < 10 && nn_i64(&own.column)[i] != nn_i64(&base.column)[i]) moved++;
        }
        CHECK(moved >= 3 && moved <= 5);
        nn_classification_destroy(g);
        nn_classification_truth_free(&own);
        nn_classification_truth_free(&base);
        nn_tensor_free(&x);
        nn_tensor_free(&y);
        g = NULL;
        d.n_informative = 7;
        CHECK_INT(nn_classification_relate(&g, NULL, &d, &r, &e), NN_E_ARG);
        CHECK(strstr(e.msg, "n_informative") != NULL);
        d.n_informative = 8; r.share_clusters = 1.5;
        CHECK_INT(nn_classification_relate(&g, NULL, &d, &r, &e), NN_E_ARG);
        CHECK(strstr(e.msg, "share_clusters") != NULL && g == NULL);
    }
}
int main(void)
{
    RUN(make_classification_vectors);
    RUN(ground_truth);
    RUN(threads_agree);
    RUN(stable_mode);
    RUN(impossible_sets);
    RUN(splits);
    RUN(groups_stay_together);
    RUN(gather);
    RUN(scalers);
    RUN(onehot_and_codes);
    RUN(related_sets);
    RUN(no_memory);
    return test_report();
}
