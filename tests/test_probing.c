/* tests/test_probing.c - nn_data.h [PROBING]: layer lists, rules, extraction, bad files, failing allocations */
#define NN_IMPLEMENTATION
#include "../nn_data.h"
#include "nn_test.h"

static void layer_lists(void)
{
    static const struct { const char *text; int status; size_t n; int64_t v[8]; size_t col; } t[] = {
        { "0-5", 0, 6, { 0, 1, 2, 3, 4, 5 }, 0 }, { "2,5,10", 0, 3, { 2, 5, 10 }, 0 }, { "0-2,10,15-17", 0, 7, { 0, 1, 2, 10, 15, 16, 17 }, 0 },
        { "7", 0, 1, { 7 }, 0 }, { "5,1-3,2", 0, 4, { 1, 2, 3, 5 }, 0 }, { " 1 , 2-3", 0, 3, { 1, 2, 3 }, 0 },
        { "5-2", NN_E_ARG, 0, { 0 }, 1 }, { "1,2,", NN_E_ARG, 0, { 0 }, 5 }, { "", NN_E_ARG, 0, { 0 }, 1 }, { ",1", NN_E_ARG, 0, { 0 }, 1 },
        { "1,x", NN_E_ARG, 0, { 0 }, 3 }, { "1-", NN_E_ARG, 0, { 0 }, 1 }, { "-1", NN_E_ARG, 0, { 0 }, 1 }, { "1--3", NN_E_ARG, 0, { 0 }, 1 },
        { "1 2", NN_E_ARG, 0, { 0 }, 1 }, { "99999999999999999999", NN_E_ARG, 0, { 0 }, 1 },
            { "0-9", NN_E_LIMIT, 0, { 0 }, 0 }, { "0-9223372036854775807", NN_E_LIMIT, 0, { 0 }, 0 },
        { "09223372036854775807", NN_OK, 1, { INT64_MAX }, 0 },
        { "9223372036854775806-9223372036854775807,2", NN_OK, 3, { 2, INT64_MAX - 1, INT64_MAX }, 0 } };
    size_t i, j;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        int64_t out[8];
        size_t n = 0;
        nn_error e = NN_ZERO;
        CHECK_MSG((int)nn_layers_parse(out, 8, &n, t[i].text, &e) == t[i].status, "'%s': %s", t[i].text, e.msg);
        if (t[i].status == 0) { CHECK_INT(n, t[i].n); for (j = 0; j < t[i].n; j++) CHECK_INT(out[j], t[i].v[j]); }
        else CHECK_MSG(e.col == t[i].col, "'%s': column %zu, expected %zu", t[i].text, e.col, t[i].col);
    }
}
static void rules(void)
{
    int64_t f[2] = { 1, 2 }, l[2] = { 1, 4 }, back[2] = { 4, 1 };
    nn_probing_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    CHECK_INT(nn_probing_check(&d, &e), NN_E_ARG);
    d.strategy = NN_PROBING_HIDDEN_TO_FEATURE;
    CHECK_INT(nn_probing_check(&d, &e), NN_E_ARG);
    d.features = f; d.n_features = 2;
    CHECK_OK(nn_probing_check(&d, &e), e);
    d.layers = l; d.n_layers = 2;
    CHECK_INT(nn_probing_check(&d, &e), NN_E_ARG);
    d.strategy = NN_PROBING_HIDDEN_TO_CONCEPT; d.n_features = 0;
    CHECK_OK(nn_probing_check(&d, &e), e);
    d.combine = NN_COMBINE_DIFF;
    CHECK_OK(nn_probing_check(&d, &e), e);
    d.n_layers = 1;
    CHECK_INT(nn_probing_check(&d, &e), NN_E_ARG);
    d.n_layers = 2; d.layers = back;
    CHECK_INT(nn_probing_check(&d, &e), NN_E_ARG);
    d.layers = l; d.rows = NN_ROWS_LAST;
    CHECK_INT(nn_probing_check(&d, &e), NN_E_ARG);
    CHECK_INT(nn_probing_strategy_parse("hidden-to-concept"), NN_PROBING_HIDDEN_TO_CONCEPT);
    CHECK_INT(nn_probing_strategy_parse("x"), NN_PROBING_NONE);
}

/* A sentence file whose every number says where it stands: hidden[l][r][c] = 1000 number(l) + 10 r + c + file. */
enum { BAD_NONE = 0, BAD_NO_FINAL, BAD_EARLY_FINAL, BAD_TWO_FINAL, BAD_NAN, BAD_WIDTH, BAD_LAYERS, BAD_NO_MEMBER, BAD_LABEL };
static void sentence(const char *path, int file, size_t n, int level, int reversed, int bad)
{
    static const int64_t numbers[3] = { 2, 5, 9 };
    size_t shape[3], i, l, r, c, w = bad == BAD_WIDTH ? 5 : 4, nl = bad == BAD_LAYERS ? 2 : 3;
    nn_dict d = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_error e = NN_ZERO;
    shape[0] = nl; shape[1] = n; shape[2] = w;
    CHECK_OK(nn_tensor_make(&t, NN_F32, 3, shape, NULL, &e), e);
    for (l = 0; l < nl; l++) for (r = 0; r < n; r++) for (c = 0; c < w; c++)
        nn_f32(&t)[(l * n + r) * w + c] = (float)(1000 * numbers[reversed ? 2 - l : l] + 10 * (int64_t)r + (int64_t)c) + (float)file / 16;
    if (bad == BAD_NAN) nn_f32(&t)[(n - 1) * w] = (float)NAN;
    CHECK_OK(nn_dict_put(&d, bad == BAD_NO_MEMBER ? "hidden" : "hidden_states", &t, &e), e);
    shape[2] = 6;
    CHECK_OK(nn_tensor_make(&t, NN_F32, 3, shape, NULL, &e), e);
    for (i = 0; i < nn_tensor_count(&t); i++) nn_f32(&t)[i] = (float)i;
    CHECK_OK(nn_dict_put(&d, "activations", &t, &e), e);
    CHECK_OK(nn_tensor_make2(&t, NN_F16, n, 3, NULL, &e), e);
    for (i = 0; i < n * 3; i++) ((uint16_t *)t.data)[i] = nn_f32_to_f16((float)i * 0.5f);
    CHECK_OK(nn_dict_put(&d, "embeddings", &t, &e), e);
    CHECK_OK(nn_tensor_make1(&t, NN_I64, nl, NULL, &e), e);
    for (l = 0; l < nl; l++) nn_i64(&t)[l] = numbers[reversed ? 2 - l : l];
    CHECK_OK(nn_dict_put(&d, "layers", &t, &e), e);
    CHECK_OK(nn_tensor_make1(&t, NN_I64, nl, NULL, &e), e);
    for (l = 0; l < nl; l++) nn_i64(&t)[l] = 40 + (int64_t)l;
    CHECK_OK(nn_dict_put(&d, "average_l0s", &t, &e), e);
    CHECK_OK(nn_tensor_make1(&t, NN_BOOL, n, NULL, &e), e);
    if (bad != BAD_NO_FINAL) nn_u8(&t)[bad == BAD_EARLY_FINAL ? 0 : n - 1] = 1;
    if (bad == BAD_TWO_FINAL) nn_u8(&t)[0] = 1;
    CHECK_OK(nn_dict_put(&d, "is_final_token", &t, &e), e);
    CHECK_OK(bad == BAD_LABEL ? nn_tensor_scalar_f64(&t, 1.5, NULL, &e) : nn_tensor_scalar_i64(&t, file % 4, NULL, &e), e);
    CHECK_OK(nn_dict_put(&d, "concept_strength_label", &t, &e), e);
    CHECK_OK(nn_tensor_scalar_i64(&t, 500 - file, NULL, &e), e);
    CHECK_OK(nn_dict_put(&d, "sentence_index", &t, &e), e);
    CHECK_OK(nn_npz_write(path, &d, level, NULL, &e), e);
    nn_dict_free(&d);
}
#define FILES 5
static const char *paths[FILES + 1] = { "build/probing_0.npz", "build/probing_1.npz", "build/probing_2.npz", "build/probing_3.npz", "build/probing_4.npz", "build/probing_5.npz" };
static void folder(void)
{
    int i;
    for (i = 0; i < FILES; i++) sentence(paths[i], i, (size_t)(2 + i % 3), i % 2 ? 6 : 0, i == 3, BAD_NONE);
}
static void extraction(void)
{
    int64_t layers[2] = { 2, 9 }, features[3] = { 5, 0, 999 };      /* two, and one that is not asked for */
    nn_probing_desc d[4];
    nn_probing_set s[4];
    nn_probing_source src = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, at = 0;
    int threads;
    folder();
    memset(d, 0, sizeof d);
    d[0].strategy = NN_PROBING_HIDDEN_TO_CONCEPT; d[0].layers = layers; d[0].n_layers = 2;
    d[1] = d[0]; d[1].combine = NN_COMBINE_DIFF; d[1].rows = NN_ROWS_ALL;
    d[2].strategy = NN_PROBING_HIDDEN_TO_FEATURE; d[2].target_layer = 5; d[2].has_input_layer = 1; d[2].input_layer = 9; d[2].features = features; d[2].n_features = 2;
    d[3].strategy = NN_PROBING_EMBEDDING_TO_CONCEPT; d[3].rows = NN_ROWS_LAST; d[3].last = 2;
    src.paths = paths;
    src.n_paths = FILES;
    for (threads = 1; threads <= 4; threads += 3) {
        memset(s, 0, sizeof s);
        src.threads = threads;
        CHECK_OK(nn_probing_build(s, d, 4, &src, &e), e);
        if (!s[0].X.data) return;
        CHECK_INT(s[0].X.shape[0], FILES); CHECK_INT(s[0].X.shape[1], 8);
        for (i = 0; i < FILES; i++) {
            size_t last = 1 + i % 3;
            CHECK(nn_f32(&s[0].X)[i * 8 + 1] == 2000.0f + 10.0f * (float)last + 1 + (float)i / 16);
            CHECK(nn_f32(&s[0].X)[i * 8 + 4] == 9000.0f + 10.0f * (float)last + (float)i / 16);
            CHECK_INT(nn_i64(&s[0].y)[i], i % 4);
            CHECK_INT(nn_i64(&s[0].sentence)[i], 500 - (int64_t)i);
        }
        CHECK_INT(s[1].X.shape[0], 2 + 3 + 4 + 2 + 3);
        for (i = 0; i < s[1].X.shape[0]; i++) CHECK(nn_f32(&s[1].X)[i * 4] == 7000.0f);
        CHECK_INT(nn_i64(&s[1].fragment)[4], 2);
        CHECK(s[2].y.ndim == 2 && s[2].y.shape[1] == 2);
        CHECK(nn_f32(&s[2].y)[0] == (float)((1 * 2 + 1) * 6 + 5) && nn_f32(&s[2].y)[1] == (float)((1 * 2 + 1) * 6));
        CHECK(s[2].average_l0 == 41.0);
        CHECK_INT(s[3].X.shape[0], 2 * FILES);
        CHECK(nn_f32(&s[3].X)[0] == 0.0f && nn_f32(&s[3].X)[3] == 1.5f);
        for (at = 0; at < 4; at++) nn_probing_set_free(&s[at]);
    }
}
static void bad_files(void)
{
    static const struct { int bad; const char *says; } t[] = {
        { BAD_NO_FINAL, "no final token" }, { BAD_EARLY_FINAL, "in the last row" }, { BAD_TWO_FINAL, "in the last row" }, { BAD_NAN, "NaN" }, { BAD_WIDTH, "probing_0.npz it has 4" },
        { BAD_LAYERS, "has 2 layers" }, { BAD_NO_MEMBER, "'hidden_states'" }, { BAD_LABEL, "integers" } };
    int64_t layer = 2, none = 3;
    nn_probing_desc d = NN_ZERO;
    nn_probing_source src = NN_ZERO;
    nn_probing_set s = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    d.strategy = NN_PROBING_HIDDEN_TO_CONCEPT; d.layers = &layer; d.n_layers = 1;
    src.paths = paths; src.n_paths = FILES + 1;
    folder();
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        sentence(paths[FILES], 9, 3, 0, 0, t[i].bad);
        src.skip_bad = 0;
        CHECK_INT(nn_probing_build(&s, &d, 1, &src, &e), NN_E_FORMAT);
        CHECK_MSG(strstr(e.msg, t[i].says) && strstr(e.msg, "probing_5.npz"), "case %zu: '%s' does not say '%s' and the file", i, e.msg, t[i].says);
        CHECK(s.X.data == NULL);
        src.skip_bad = 1;
        CHECK_OK(nn_probing_build(&s, &d, 1, &src, &e), e);
        CHECK_INT(s.n_skipped, 1);
        CHECK_INT(s.X.shape[0], FILES);
        CHECK(s.skipped.data && strstr((const char *)s.skipped.data, "probing_5.npz") != NULL);
        nn_probing_set_free(&s);
    }
    src.skip_bad = 0;
    src.n_paths = FILES;
    d.layers = &none;
    CHECK_INT(nn_probing_build(&s, &d, 1, &src, &e), NN_E_ARG);
    CHECK_MSG(strstr(e.msg, "layer 3 is not in the file: it has 2,5,9") != NULL, "%s", e.msg);
    sentence(paths[FILES], 2, 3, 0, 0, BAD_NONE);          /* the identity of file 2 again */
    src.n_paths = FILES + 1;
    d.layers = &layer;
    CHECK_INT(nn_probing_build(&s, &d, 1, &src, &e), NN_E_FORMAT);
    CHECK_MSG(strstr(e.msg, "occurs already in build/probing_2.npz") != NULL, "%s", e.msg);
}
static void every_failing_allocation(void)
{
    int64_t layers[2] = { 2, 9 };
    nn_probing_desc d[2];
    long k;
    folder();
    memset(d, 0, sizeof d);
    d[0].strategy = NN_PROBING_HIDDEN_TO_CONCEPT; d[0].layers = layers; d[0].n_layers = 2; d[0].combine = NN_COMBINE_MEAN;
    d[1].strategy = NN_PROBING_EMBEDDING_TO_CONCEPT;
    for (k = 1; k < 3000; k++) {
        test_heap h = NN_ZERO;
        nn_probing_source src = NN_ZERO;
        nn_probing_set s[2];
        nn_error e = NN_ZERO;
        nn_status st;
        memset(s, 0, sizeof s);
        h.fail_at = k;
        src.file.alloc = test_heap_hooks(&h);
        src.paths = paths; src.n_paths = FILES; src.threads = 1;
        st = nn_probing_build(s, d, 2, &src, &e);
        nn_probing_set_free(&s[0]);
        nn_probing_set_free(&s[1]);
        CHECK_INT(h.live, 0);
        CHECK_INT(h.bytes, 0);                                   /* each with the size that it was asked with */
        if (st == NN_OK) { CHECK(h.calls < k); return; }
        CHECK_INT(st, NN_E_NOMEM);
    }
    CHECK_MSG(0, "the loop never ran to its end");
}
/* One x: what is held beside it does not grow with the files. */
static void one_matrix(void)
{
    enum { N = 60, D = 16384 };
    static char names[N][40];
    const char *list[N];
    nn_probing_desc d = NN_ZERO;
    nn_probing_source src = NN_ZERO;
    nn_probing_set s = NN_ZERO;
    nn_error e = NN_ZERO;
    test_heap h = NN_ZERO;
    size_t i;
    for (i = 0; i < N; i++) {
        nn_dict f = NN_ZERO;
        nn_tensor t = NN_ZERO;
        (void)snprintf(names[i], sizeof names[i], "build/probing_one_%02zu.npz", i);
        list[i] = names[i];
        CHECK_OK(nn_tensor_make2(&t, NN_F16, 1, D, NULL, &e), e);
        ((uint16_t *)t.data)[i] = nn_f32_to_f16(1.0f);
        CHECK_OK(nn_dict_put(&f, "embeddings", &t, &e), e);
        CHECK_OK(nn_tensor_make1(&t, NN_BOOL, 1, NULL, &e), e);
        nn_u8(&t)[0] = 1;
        CHECK_OK(nn_dict_put(&f, "is_final_token", &t, &e), e);
        CHECK_OK(nn_tensor_scalar_i64(&t, 1, NULL, &e), e);
        CHECK_OK(nn_dict_put(&f, "concept_strength_label", &t, &e), e);
        CHECK_OK(nn_tensor_scalar_i64(&t, (int64_t)i, NULL, &e), e);
        CHECK_OK(nn_dict_put(&f, "sentence_index", &t, &e), e);
        CHECK_OK(nn_npz_write(names[i], &f, i % 2 ? 6 : 0, NULL, &e), e);
        nn_dict_free(&f);
    }
    d.strategy = NN_PROBING_EMBEDDING_TO_CONCEPT;
    src.paths = list; src.n_paths = N; src.threads = 1;
    src.file.alloc = test_heap_hooks(&h);
    CHECK_OK(nn_probing_build(&s, &d, 1, &src, &e), e);
    CHECK_INT(s.X.shape[0], N);
    for (i = 0; i < N; i++) CHECK(nn_f32(&s.X)[i * D + i] == 1.0f);
    CHECK_MSG(h.peak < N * D * 4 + 1000000, "%ld bytes at once for an x of %d", h.peak, N * D * 4);
    nn_probing_set_free(&s);
    CHECK_INT(h.live, 0);
    for (i = 0; i < N; i++) (void)nn_file_remove(names[i], NULL, NULL);
}
int main(void)
{
    nn_error e = NN_ZERO;
    int i;
    CHECK_OK(nn_dir_make("build", NULL, &e), e);
    RUN(layer_lists);
    RUN(rules);
    RUN(extraction);
    RUN(bad_files);
    RUN(one_matrix);
    RUN(every_failing_allocation);
    for (i = 0; i <= FILES; i++) (void)nn_file_remove(paths[i], NULL, NULL);
    return test_report();
}
