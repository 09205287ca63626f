/* tests/test_sig.c - nn_sig.h: numbers, signatures, gates, records, completions read back */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <unistd.h>
#define NN_IMPLEMENTATION
#include "../nn_sig.h"
#include "nn_test.h"

static void rounded_numbers(void)
{
    static const struct { double v; const char *want; } t[] = {
        { 0.0, "0.0" }, { -0.0, "-0.0" }, { 1.0, "1.0" }, { 0.25, "0.25" }, { -0.1234567, "-0.123457" }, { 1e-6, "1e-06" }, { 2.5e-5, "2.5e-05" }, { 2e-5, "2e-05" },
        { 1e-4, "0.0001" }, { 9.9e-5, "9.9e-05" }, { 4e-7, "0.0" }, { -4e-7, "-0.0" }, { 6e-7, "1e-06" }, { 123456.7890125, "123456.789012" }, { 1e13, "10000000000000.0" },
        { 12.0, "12.0" }, { 0.5e-6, "0.0" /* the double lies below the tie */ }, { 1e16, "1e+16" }, { 3.0517578125e-05, "3.1e-05" }, { 0.0000005 * 3, "2e-06" } };
    nn_rng rng = nn_rng_make(1, NN_STREAM_USER, 0);
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_buf b = NN_ZERO;
        CHECK_OK(nn_put_rounded(&b, t[i].v, &e), e);
        CHECK_STR((const char *)b.data, t[i].want);
        nn_buf_free(&b);
    }
    for (i = 0; i < 60000; i++) {                      /* the same text as the general writer, for floats, doubles and near-ties */
        nn_buf b = NN_ZERO, g = NN_ZERO;
        nn_json_writer w = NN_ZERO;
        double v = (nn_rng_f64(&rng) - 0.5) * (i % 5 == 0 ? 2e-4 : i % 5 == 1 ? 1e6 : 4.0);
        if (i % 3 == 0) v = (double)(float)v;
        if (i % 7 == 0) v = ((double)(int64_t)(v * 1e6) + 0.5) / 1e6;
        CHECK_OK(nn_put_rounded(&b, v, &e), e);
        w.buf = &g;
        nn_json_rounded(&w, v, 6);
        (void)nn_json_finish(&w, &e);
        CHECK_MSG(b.len == g.len && memcmp(b.data, g.data, b.len) == 0, "%.17g: %s, expected %s", v, (char *)b.data, (char *)g.data);
        nn_buf_free(&b);
        nn_buf_free(&g);
    }
    { nn_buf b = NN_ZERO; CHECK(nn_put_rounded(&b, (double)INFINITY, &e) == NN_E_NONFINITE); nn_buf_free(&b); }
}

static double cost_of(const double *x, size_t n, unsigned cuts)      /* brute force: bit i of cuts = a cut behind sorted x[i] */
{
    size_t i, from = 0, j;
    double c = 0;
    for (i = 0; i < n; i++)
        if (i + 1 == n || (cuts >> i & 1u)) {
            double m = 0;
            for (j = from; j <= i; j++) m += x[j];
            m /= (double)(i + 1 - from);
            for (j = from; j <= i; j++) c += (x[j] - m) * (x[j] - m);
            from = i + 1;
        }
    return c;
}
static void kmeans_is_optimal(void)
{
    size_t trial, n, k, i;
    for (trial = 0; trial < 200; trial++) {
        nn_rng rng = nn_rng_make(2, NN_STREAM_USER, trial);
        double x[9], tmp[9], centre[9], got, best = 1e300;
        unsigned cuts;
        nn_error e = NN_ZERO;
        n = 1 + (size_t)nn_rng_below(&rng, 9);
        k = 1 + (size_t)nn_rng_below(&rng, n);
        for (i = 0; i < n; i++) x[i] = trial % 4 == 0 ? (double)nn_rng_below(&rng, 4) : nn_rng_f64(&rng) * 10 + 1000.0 * (double)(trial % 3);
        CHECK_OK(nn_kmeans1(centre, &got, x, n, k, NULL, &e), e);
        nni_sort_f64(x, tmp, n);
        for (i = 1; i < n; i++) CHECK(x[i] >= x[i - 1]);
        for (cuts = 0; cuts < 1u << (n - 1); cuts++) {
            unsigned c = cuts, bits = 0;
            for (; c; c &= c - 1) bits++;
            if (bits == k - 1 && cost_of(x, n, cuts) < best) best = cost_of(x, n, cuts);
        }
        CHECK_NEAR(got, best, 1e-7 * (1 + best));
        for (i = 1; i < k; i++) CHECK(centre[i] >= centre[i - 1]);
    }
    { double c[1], x[1] = { 1 }; nn_error e = NN_ZERO; CHECK(nn_kmeans1(c, NULL, x, 1, 2, NULL, &e) == NN_E_ARG && nn_kmeans1(c, NULL, x, 1, 0, NULL, &e) == NN_E_ARG); }
}

static void signature_formulas(void)
{
    enum { N = 50, D = 4 };
    float x[N * D];
    int32_t group[N];
    double out[128], v[N];
    nn_signature_layer y = NN_ZERO;
    nn_signature_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_rng rng = nn_rng_make(3, NN_STREAM_USER, 0);
    size_t i, j, k;
    for (i = 0; i < N * D; i++) x[i] = (float)(nn_rng_f64(&rng) - 0.3);
    for (i = 0; i < N; i++) { x[i * D + 3] = 0.5f; group[i] = (int32_t)(i % 3); x[i * D + 2] = i % 10 ? x[i * D + 2] : 0.0f; }
    d.methods = (1u << NN_SIG_METHODS) - 1;
    d.group = group;
    d.n_groups = 3;
    CHECK_OK(nn_signature_layout(&y, &d, N, D, &e), e);
    CHECK_INT(y.width, 5 + 3 + 2 + 1 + 1 + 2 + 3);
    CHECK_OK(nn_signature_values(out, &y, x, 0, &d, &e), e);
    for (j = 0; j < D; j++) {
        double m = 0, s = 0, few = 0;
        const double *o = out + j * y.width;
        for (i = 0; i < N; i++) { v[i] = (double)x[i * D + j]; m += v[i] / N; few += fabs(v[i]) < 1e-3; }
        for (i = 0; i < N; i++) s += (v[i] - m) * (v[i] - m) / N;
        CHECK_NEAR(o[0], m, 1e-12);
        CHECK_NEAR(o[1], sqrt(s), 1e-12);
        CHECK_NEAR(o[4], few / N, 0);
        for (k = 0; k < 3; k++) {                      /* pattern_wise */
            double g = 0, n = 0;
            for (i = 0; i < N; i++) if (group[i] == (int32_t)k) { g += v[i]; n++; }
            CHECK_NEAR(o[y.width - 3 + k], g / n, 1e-12);
        }
        if (j == 3) { CHECK_NEAR(o[11], 0, 0); CHECK_NEAR(o[1], 0, 1e-12); CHECK_NEAR(o[10], 25.0, 1e-9); }      /* constant: no entropy; DFT bin 0 = N/2 */
    }
    for (k = 0; k < 3; k++) {                          /* axes: unit length, largest loading positive, none along the constant neuron */
        double n = 0, big = 0;
        for (j = 0; j < D; j++) { double a = out[j * y.width + 5 + k]; n += a * a; if (fabs(a) > fabs(big)) big = a; }
        CHECK_NEAR(n, 1, 1e-10);
        CHECK(big > 0);
        CHECK_NEAR(out[3 * y.width + 5 + k], 0, 1e-10);
    }
    x[7] = NAN;
    CHECK(nn_signature_values(out, &y, x, 0, &d, &e) == NN_E_NONFINITE && strstr(e.msg, "neuron 3 in row 1"));
    d.group = NULL;
    CHECK(nn_signature_layout(&y, &d, N, D, &e) == NN_E_ARG);
    { int m; for (m = 0; m < (int)NN_SIG_METHODS; m++) CHECK_INT(nn_sig_method_parse(nn_sig_method_name((nn_sig_method)m)), m); CHECK_INT(nn_sig_method_parse("?"), -1); }
}

/* Values that a person can compute. Sines of whole frequencies: |X_k| = N/2 times the amplitude. np.histogram of 0..10 in
 * ten bins counts 1, 1, .., 2: nine of 1/11 and one of 2/11, 3.27761343681912 bits. */
static void signature_by_hand(void)
{
    enum { N = 8, WIDE_D = 64 };
    static const double peaks[3] = { 4, 8, 12 };
    const double turn = 6.283185307179586 / N;
    float x[N], ramp[11], wide[N * WIDE_D];
    int32_t group[N];
    double out[WIDE_D * 16], alone[WIDE_D * 16];
    nn_signature_layer y = NN_ZERO;
    nn_signature_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, j, k;
    for (i = 0; i < N; i++) {
        const double w = turn * (double)i;
        x[i] = (float)(3 * sin(w) + sin(2 * w) + 2 * sin(3 * w));
    }
    d.methods = 1u << NN_SIG_FOURIER;
    for (k = 1; k <= 3; k++) {
        d.fourier_frequencies = k;
        CHECK_OK(nn_signature_layout(&y, &d, N, 1, &e), e);
        CHECK_OK(nn_signature_values(out, &y, x, 0, &d, &e), e);
        for (i = 0; i < k; i++) CHECK_NEAR(out[i], peaks[3 - k + i], 1e-5);
    }
    for (i = 0; i < 11; i++) ramp[i] = (float)i;
    d.methods = 1u << NN_SIG_ENTROPY;
    d.entropy_bins = 10;
    CHECK_OK(nn_signature_layout(&y, &d, 11, 1, &e), e);
    CHECK_OK(nn_signature_values(out, &y, ramp, 0, &d, &e), e);
    CHECK_NEAR(out[0], 3.2776134368191157, 1e-13);
    /* groups change nothing of the other methods, however many neurons there are */
    for (i = 0; i < N * WIDE_D; i++) wide[i] = (float)((i * 7919) % 1000) * 0.001f;
    for (i = 0; i < N; i++) group[i] = (int32_t)(i % 2);
    d.methods = 1u << NN_SIG_MEAN | 1u << NN_SIG_STD | 1u << NN_SIG_CLUSTERING;
    CHECK_OK(nn_signature_layout(&y, &d, N, WIDE_D, &e), e);
    k = y.width;
    CHECK_OK(nn_signature_values(alone, &y, wide, 0, &d, &e), e);
    d.methods |= 1u << NN_SIG_PATTERN_WISE;
    d.group = group;
    d.n_groups = 2;
    CHECK_OK(nn_signature_layout(&y, &d, N, WIDE_D, &e), e);
    CHECK_INT(y.width, k + 2);
    CHECK_OK(nn_signature_values(out, &y, wide, 0, &d, &e), e);
    for (j = 0; j < WIDE_D; j++) {
        double mean[2] = { 0, 0 };
        for (i = 0; i < N; i++) mean[i % 2] += (double)wide[i * WIDE_D + j] / (N / 2);
        for (i = 0; i < k; i++) CHECK_NEAR(out[j * y.width + i], alone[j * k + i], 0);
        for (i = 0; i < 2; i++) CHECK_NEAR(out[j * y.width + k + i], mean[i], 1e-12);
    }
}

static void gates(void)
{
    /* target 0; others 1, 2; related 3. before, after per pattern; standard errors 0.005 unless said */
    static const struct { double b[4], a[4]; double se, min_imp, min_deg; int specific; nn_gate_verdict want; } t[] = {
        { { .60, .80, .80, .50 }, { .70, .80, .80, .40 }, .005, .05, .05, 1, NN_GATE_PASSED },            /* what is related does not count */
        { { .80, .80, .80, .50 }, { .85, .80, .80, .50 }, .005, .05, .05, 1, NN_GATE_PASSED },            /* exactly the threshold */
        { { .80, .80, .80, .50 }, { .8475, .80, .80, .50 }, .005, .05, .05, 1, NN_GATE_IMPROVEMENT },
        { { .80, .80, .80, .50 }, { .87, .80, .80, .50 }, .005, .05, .08, 1, NN_GATE_IMPROVEMENT },       /* the larger threshold rules */
        { { .80, .80, .80, .50 }, { .87, .80, .80, .50 }, .005, .08, .05, 1, NN_GATE_IMPROVEMENT },
        { { .60, .70, .70, .50 }, { .70, .79, .79, .50 }, .005, .05, .05, 1, NN_GATE_SPECIFIC },
        { { .60, .70, .70, .50 }, { .70, .78, .78, .50 }, .005, .05, .05, 1, NN_GATE_SPECIFIC },          /* exactly 0.02 more is not more */
        { { .60, .70, .70, .50 }, { .70, .7775, .7775, .50 }, .005, .05, .05, 1, NN_GATE_PASSED },
        { { .60, .70, .70, .50 }, { .70, .79, .79, .50 }, .005, .05, .05, 0, NN_GATE_PASSED },            /* gate 2 off */
        { { .60, .80, .80, .50 }, { .70, .77, .80, .50 }, .005, .05, .05, 1, NN_GATE_OTHERS },
        { { .60, .80, .80, .50 }, { .70, .78, .80, .50 }, .005, .05, .05, 1, NN_GATE_PASSED },            /* exactly 0.02 lost is allowed */
        { { .60, .80, .80, .50 }, { .70, .77, .80, .50 }, .015, .05, .05, 1, NN_GATE_PASSED },            /* within two standard errors */
        { { .60, .80, .80, .50 }, { .70, .77, .80, .50 }, .014, .05, .05, 1, NN_GATE_OTHERS } };
    size_t i, j;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_gate_desc d = nn_gate_desc_default();
        nn_gate_pattern p[4];
        nn_gate_report r;
        for (j = 0; j < 4; j++) { p[j].before = t[i].b[j]; p[j].after = t[i].a[j]; p[j].std_error = t[i].se; p[j].related = j == 3; }
        d.min_pattern_improvement = t[i].min_imp;
        d.min_degradation_threshold = t[i].min_deg;
        d.pattern_specific = t[i].specific;
        r = nn_gates_apply(&d, p, 4, 0);
        CHECK_MSG(r.verdict == t[i].want, "case %zu: %s, expected %s", i, nn_gate_name(r.verdict), nn_gate_name(t[i].want));
        CHECK_INT(r.n_others, 2);
        for (j = 1; j < 4; j++) p[j].related = 1;       /* without others gates 2 and 3 have nothing to say */
        r = nn_gates_apply(&d, p, 4, 0);
        CHECK(r.verdict == NN_GATE_PASSED || r.verdict == NN_GATE_IMPROVEMENT);
        CHECK_INT(r.worst, 4);
    }
    CHECK_NEAR(nn_paired_std_error(400, 20, 8), sqrt((28.0 / 400 - 0.0009) / 400), 1e-15);
    CHECK_NEAR(nn_paired_std_error(10, 10, 0), 0, 0);
}

/* a small record with everything in it */
typedef struct fixture { nn_mlp *a, *b; nn_signature sa, sb; nn_record r; nn_record_format f; nn_pattern offered[3]; double loss[3]; } fixture;
static nn_status fixture_make(fixture *x, const nn_alloc *alloc, nn_error *e)
{
    static const size_t hidden[2] = { 5, 5 };
    static int32_t tokens[10 * 4];
    nn_mlp_desc d = NN_ZERO;
    nn_signature_desc sd = NN_ZERO;
    nn_capture c = NN_ZERO;
    size_t i;
    nn_status s;
    memset(x, 0, sizeof *x);
    for (i = 0; i < 40; i++) tokens[i] = (int32_t)(i * 7 % 5);
    d.n_in = 20; d.n_out = 1; d.hidden = hidden; d.n_hidden = 2; d.names = NN_NAMES_NETWORK; d.init = NN_INIT_PHILOX; d.seed = 5;
    if (alloc) { d.alloc = *alloc; sd.alloc = *alloc; }
    if ((s = nn_mlp_create(&x->a, &d, e)) != NN_OK) return s;
    d.seed = 6;
    if ((s = nn_mlp_create(&x->b, &d, e)) != NN_OK) return s;
    if ((s = nn_capture_run(&c, x->a, nn_mlp_tokens(tokens, 4, 5), 10, NULL, alloc, e)) != NN_OK) return s;
    s = nn_signature_make(&x->sa, &c, &sd, e);
    nn_capture_free(&c);
    if (s != NN_OK) return s;
    if ((s = nn_capture_run(&c, x->b, nn_mlp_tokens(tokens, 4, 5), 10, NULL, alloc, e)) != NN_OK) return s;
    s = nn_signature_make(&x->sb, &c, &sd, e);
    nn_capture_free(&c);
    if (s != NN_OK) return s;
    x->r.id = 7; x->r.degraded = x->a; x->r.improved = x->b; x->r.degraded_sig = &x->sa; x->r.improved_sig = &x->sb;
    x->r.patterns[0].id = NN_PATTERN_PALINDROME; x->r.patterns[0].token = -1;
    x->r.patterns[1].id = NN_PATTERN_STARTS_WITH; x->r.patterns[1].token = 2;
    x->r.n_patterns = 2; x->r.target = 1; x->r.num_layers = 2; x->r.neurons = 5; x->r.act = NN_ACT_RELU; x->r.learning_rate = 0.004;
    x->r.precision = "float32"; x->r.quantization = "none"; x->r.stage1_train = x->r.stage1_val = x->loss; x->r.n_stage1 = 3;
    x->f.vocab = 5; x->f.length = 4; x->f.modification = x->f.classification = 1; x->f.available = x->offered; x->f.n_available = 3;
    x->offered[0] = NN_PATTERN_PALINDROME; x->offered[1] = NN_PATTERN_STARTS_WITH; x->offered[2] = NN_PATTERN_NO_REPEATS;
    return NN_OK;
}
static void fixture_free(fixture *x)
{
    nn_mlp_destroy(x->a); nn_mlp_destroy(x->b);
    nn_signature_free(&x->sa); nn_signature_free(&x->sb);
}
static int contains(const char *text, const nn_buf *part) { return strstr(text, (const char *)part->data) != NULL; }

/* which columns a row has, by the tasks and by what is asked for */
static void record_columns(void)
{
    static const struct { nn_record_columns columns; int m, c, chat; const char *names; } t[] = {
        { NN_COLUMNS_ALL, 1, 1, 0, "example_id metadata modification_prompt modification_completion modification_text "
          "classification_prompt classification_completion classification_text degraded_signature improved_signature "
          "degraded_model_weights improved_model_weights training_metrics" },
        { NN_COLUMNS_PROMPTS, 1, 1, 0, "example_id metadata modification_prompt modification_completion "
          "classification_prompt classification_completion degraded_signature improved_signature training_metrics" },
        { NN_COLUMNS_PROMPTS, 1, 1, 1, "example_id metadata modification_prompt modification_completion modification_messages "
          "classification_prompt classification_completion classification_messages degraded_signature improved_signature "
          "training_metrics" },
        { NN_COLUMNS_FIELDS, 1, 1, 0, "example_id metadata classification_completion degraded_signature improved_signature "
          "degraded_model_weights improved_model_weights training_metrics" },
        { NN_COLUMNS_PROMPTS, 0, 1, 0, "example_id metadata classification_prompt classification_completion "
          "improved_signature training_metrics" },
        { NN_COLUMNS_FIELDS, 0, 1, 0, "example_id metadata classification_completion improved_signature "
          "improved_model_weights training_metrics" },
        { NN_COLUMNS_FIELDS, 1, 0, 0, "example_id metadata degraded_signature degraded_model_weights improved_model_weights "
          "training_metrics" } };
    nn_behaviour_probe probe = NN_ZERO;
    nn_behaviour none = NN_ZERO;
    fixture x;
    nn_error e = NN_ZERO;
    size_t i;
    CHECK_OK(fixture_make(&x, NULL, &e), e);
    x.r.probe = &probe;
    x.r.behaviour = &none;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_buf line = NN_ZERO, names = NN_ZERO, wb = NN_ZERO;
        nn_arena arena = NN_ZERO;
        nn_json *root = NULL, *v;
        x.f.columns = t[i].columns; x.f.modification = t[i].m; x.f.classification = t[i].c; x.f.chat = t[i].chat;
        CHECK_OK(nn_record_json(&line, &x.r, &x.f, NULL, &e), e);
        CHECK_OK(nn_json_parse(&root, &arena, (const char *)line.data, line.len, NULL, NULL, &e), e);
        CHECK_OK(nn_weights_json(&wb, x.b, &e), e);
        for (v = root ? root->v.first : NULL; v; v = v->next) {
            if (names.len) (void)nn_buf_text(&names, " ", &e);
            (void)nn_buf_text(&names, v->key, &e);
        }
        CHECK_STR((const char *)names.data, t[i].names);
        if (t[i].columns != NN_COLUMNS_PROMPTS)
            CHECK_STR(nn_json_str(nn_json_get(root, "improved_model_weights"), ""), (const char *)wb.data);
        nn_arena_free(&arena);
        nn_buf_free(&line); nn_buf_free(&names); nn_buf_free(&wb);
    }
    fixture_free(&x);
}
static void records(void)
{
    fixture x;
    nn_error e = NN_ZERO;
    int style;
    for (style = 0; style < 2; style++) {
        nn_buf line = NN_ZERO, wa = NN_ZERO, wb = NN_ZERO;
        nn_arena arena = NN_ZERO;
        nn_json *root = NULL;
        nn_record_size size = NN_ZERO;
        const char *mp, *mc, *mt, *cp, *cc;
        size_t i;
        char row[2048];
        CHECK_OK(fixture_make(&x, NULL, &e), e);
        x.f.style = style ? NN_PROMPT_INTERWOVEN : NN_PROMPT_SEPARATE;
        x.f.chat = style;
        CHECK_OK(nn_record_json(&line, &x.r, &x.f, &size, &e), e);
        CHECK(line.len == size.bytes && line.data[line.len - 1] == '\n' && !memchr(line.data, '\n', line.len - 1));
        CHECK_OK(nn_json_parse(&root, &arena, (const char *)line.data, line.len, NULL, NULL, &e), e);
        CHECK_OK(nn_weights_json(&wa, x.a, &e), e);
        CHECK_OK(nn_weights_json(&wb, x.b, &e), e);
        mp = nn_json_str(nn_json_get(root, "modification_prompt"), "");
        mc = nn_json_str(nn_json_get(root, "modification_completion"), "");
        mt = nn_json_str(nn_json_get(root, "modification_text"), "");
        cp = nn_json_str(nn_json_get(root, "classification_prompt"), "");
        cc = nn_json_str(nn_json_get(root, "classification_completion"), "");
        CHECK_STR(mc, (const char *)wb.data);
        CHECK_STR(cc, "palindrome, starts_with:C");
        CHECK(strncmp(mt, mp, strlen(mp)) == 0 && strcmp(mt + strlen(mp) + 1, mc) == 0);
        CHECK_INT(size.modification_bytes, strlen(mp));
        CHECK_INT(size.modification_tokens, nn_token_estimate(mp, strlen(mp)));
        /* a prompt never holds its answer: no row of the improved weights in the modification prompt, no letter of a pattern in the other */
        CHECK(!contains(mp, &wb));
        for (i = 0; i < 5; i++) {
            nn_buf one = NN_ZERO;
            size_t j;
            (void)nn_buf_text(&one, "[", &e);
            for (j = 0; j < 20; j++) { if (j) (void)nn_buf_text(&one, ", ", &e); (void)nn_put_rounded(&one, (double)x.b->layers[0].weight[i * 20 + j], &e); }
            CHECK(!contains(mp, &one) && contains(cp, &one) && contains(mc, &one));
            nn_buf_free(&one);
        }
        CHECK(strstr(mp, "starts_with:C (the first token is C)") && !strstr(mp, "palindrome"));
        CHECK(!strstr(cp, "starts_with:C") && strstr(cp, "- starts_with:X") && strstr(cp, "- no_repeats: ") && strstr(cp, "- palindrome: "));
        if (!style) CHECK(contains(mp, &wa) && contains(cp, &wb) && !contains(cp, &wa));
        else CHECK(strstr(mp, "### network.0\n") && strstr(mp, "### network.4\n") && strstr(mp, "### network.0\n") < strstr(mp, "### network.2\n"));
        CHECK_STR(nn_json_str(nn_json_get(root, "degraded_model_weights"), ""), (const char *)wa.data);
        { nn_json *sig = NULL;                         /* the signature's schema */
          const char *text = nn_json_str(nn_json_get(root, "degraded_signature"), "");
          nn_json *l, *n;
          CHECK_OK(nn_json_parse(&sig, &arena, text, strlen(text), NULL, NULL, &e), e);
          l = nn_json_get(nn_json_get(sig, "neuron_activations"), "4");
          n = nn_json_get(nn_json_get(l, "neuron_profiles"), "0");
          CHECK(n && nn_json_get(n, "mean") && nn_json_get(n, "std") && !nn_json_get(n, "max"));
          CHECK_INT(nn_json_int(nn_json_get(nn_json_get(l, "layer_info"), "num_neurons"), 0), 1);
          CHECK_INT(nn_json_int(nn_json_get(nn_json_get(l, "layer_info"), "num_examples"), 0), 10);
          CHECK_STR(nn_json_str(nn_json_at(nn_json_get(nn_json_get(l, "layer_info"), "profile_methods"), 1), ""), "std");
          CHECK_INT(nn_json_int(nn_json_get(nn_json_get(sig, "model_config"), "num_layers"), 0), 2); }
        CHECK((nn_json_get(root, "modification_messages") != NULL) == (style == 1));
        /* the completion read back: the improved model to the printed precision */
        CHECK_OK(nn_completion_weights(x.a, mc, strlen(mc), &e), e);
        for (i = 0; i < x.a->n_params; i++) CHECK_NEAR(x.a->params[i], x.b->params[i], 0.5e-6 + 6e-8);      /* and half an ulp of the float */
        (void)snprintf(row, sizeof row, "Here you are:\n```json\n%.1200s", mc);
        CHECK(nn_completion_weights(x.a, row, strlen(row), &e) == NN_E_FORMAT);      /* cut short */
        nn_arena_free(&arena);
        nn_buf_free(&line); nn_buf_free(&wa); nn_buf_free(&wb);
        fixture_free(&x);
    }
}

static void completions_refused(void)
{
    static const size_t hidden[1] = { 2 };
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    size_t i;
    static const struct { const char *text, *why; } t[] = {
        { "no weights today", "expected a JSON object with weights, found no '{'" },
        { "{\"network.0.weight\": [[1, 2], [3, 4]]", "expected ',' or '}'" },
        { "{}", "'network.0.weight' is missing" },
        { "{\"network.0.weight\": [[1, 2]], \"network.0.bias\": [0, 0]}", "network.0.weight: expected 2 rows, got 1" },
        { "{\"network.0.weight\": [[1, 2], [3]], \"network.0.bias\": [0, 0]}", "completion:1:31: network.0.weight row 1: expected 2 numbers, got 1" },
        { "{\"network.0.weight\": [[1, 2], [3, \"x\"]], \"network.0.bias\": [0, 0]}", "network.0.weight row 1: expected a number, got a string" },
        { "{\"network.0.weight\": [[1, 2], [3, 1e39]], \"network.0.bias\": [0, 0]}", "expected a number within float's range" },
        { "{\"network.0.weight\": [[1, 2], 3], \"network.0.bias\": [0, 0]}", "network.0.weight row 1: expected a list" },
        { "{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0]}", "network.0.bias row 0: expected 2 numbers, got 1" },
        { "{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 0], \"network.2.weight\": [[1, 2]], \"network.2.bias\": [1], \"extra\": 1}", "unexpected name 'extra'" },
        { "{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.weight\": [[1, 2], [3, 4]]}", "network.0.weight" } };
    d.n_in = 2; d.n_out = 1; d.hidden = hidden; d.n_hidden = 1; d.names = NN_NAMES_NETWORK;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        float before = m->params[0];
        memset(&e, 0, sizeof e);
        CHECK_INT(nn_completion_weights(m, t[i].text, strlen(t[i].text), &e), NN_E_FORMAT);
        CHECK_MSG(strstr(e.msg, t[i].why), "case %zu: '%s', expected '%s'", i, e.msg, t[i].why);
        CHECK(m->params[0] == before);
    }
    /* cut short anywhere: NN_E_FORMAT, and nothing behind the end is read */
    for (i = 1; i < strlen(t[10].text); i++) {
        char *alone = (char *)malloc(i);
        memcpy(alone, t[10].text, i);
        CHECK_INT(nn_completion_weights(m, alone, i, &e), NN_E_FORMAT);
        free(alone);
    }
    { const char *ok = "Sure! The weights:\n```json\n{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [5, 6],\n\"network.2.weight\": [[7, 8]], \"network.2.bias\": [9]}\n```\nDone {really}.";
      CHECK_OK(nn_completion_weights(m, ok, strlen(ok), &e), e);
      for (i = 0; i < 9; i++) CHECK_NEAR(m->params[i], (double)(i + 1), 0); }
    nn_mlp_destroy(m);
}

static void pattern_completions(void)
{
    nn_pattern_use u[NN_PATTERN_COUNT];
    size_t n = 0;
    nn_error e = NN_ZERO;
    const char *ok = "- `Mountain_Pattern`\n- **starts_with:c**, \"palindrome\".\n palindrome";
    CHECK_OK(nn_completion_patterns(u, &n, ok, strlen(ok), 7, &e), e);
    CHECK(n == 3 && u[0].id == NN_PATTERN_PALINDROME && u[1].id == NN_PATTERN_STARTS_WITH && u[1].token == 2 && u[2].id == NN_PATTERN_MOUNTAIN);
    CHECK(nn_completion_patterns(u, &n, "palindrom", 9, 7, &e) == NN_E_FORMAT && strstr(e.msg, "unknown pattern 'palindrom'"));
    CHECK(nn_completion_patterns(u, &n, "starts_with:H", 13, 7, &e) == NN_E_FORMAT && strstr(e.msg, "beyond the vocabulary of 7"));
    CHECK(nn_completion_patterns(u, &n, " ,\n", 3, 7, &e) == NN_E_FORMAT);
    CHECK(nn_token_estimate("abcdef 1234 {}", 14) == 2 + 2 + 2);
}

/* What language models write, with what a person would read in it; "" = no answer. */
static void answers_in_prose(void)
{
    static const struct { const char *text, *want; } t[] = {
        /* the forms of a list */
        { "palindrome, no_repeats", "palindrome, no_repeats" },
        { "palindrome, no_repeats.", "palindrome, no_repeats" },
        { "no_repeats, palindrome", "palindrome, no_repeats" },
        { "palindrome, palindrome", "palindrome" },
        { "all_same, palindrome, and has_majority", "all_same, palindrome, has_majority" },
        { "all_same and palindrome", "all_same, palindrome" },
        { "all_same & palindrome", "all_same, palindrome" },
        { "all_same; palindrome", "all_same, palindrome" },
        { "all_same | palindrome", "all_same, palindrome" },
        { "all_same / palindrome", "all_same, palindrome" },
        { "all_same palindrome", "all_same, palindrome" },
        { "all_same\npalindrome\n", "all_same, palindrome" },
        { "1. all_same\n2. palindrome", "all_same, palindrome" },
        { "1) all_same\n2) palindrome", "all_same, palindrome" },
        { "(1) all_same (2) palindrome", "all_same, palindrome" },
        { "- all_same\n- palindrome", "all_same, palindrome" },
        { "* all_same\n* palindrome", "all_same, palindrome" },
        { "\xe2\x80\xa2 all_same\n\xe2\x80\xa2 palindrome", "all_same, palindrome" },
        { "[\"all_same\", \"palindrome\"]", "all_same, palindrome" },
        { "['all_same', 'palindrome']", "all_same, palindrome" },
        { "{\"patterns\": [\"all_same\", \"palindrome\"]}", "all_same, palindrome" },
        { "{\"all_same\": true, \"palindrome\": false}", "all_same" },
        { "{\"all_same\": 1, \"palindrome\": 0}", "all_same" },
        { "```json\n[\"all_same\"]\n```", "all_same" },
        { "```\nall_same, palindrome\n```", "all_same, palindrome" },
        { "`all_same`, `palindrome`", "all_same, palindrome" },
        { "**all_same**, **palindrome**", "all_same, palindrome" },
        { "\"all_same, palindrome\"", "all_same, palindrome" },
        /* the forms of a name */
        { "sorted ascending, first last match", "sorted_ascending, first_last_match" },
        { "sorted-ascending", "sorted_ascending" },
        { "Sorted_Ascending, PALINDROME", "palindrome, sorted_ascending" },
        { "Has Majority", "has_majority" },
        { "starts_with:G", "starts_with:G" },
        { "starts_with: G, palindrome", "palindrome, starts_with:G" },
        { "starts_with:g", "starts_with:G" },
        { "starts_with (G)", "starts_with:G" },
        { "starts_with(\"G\")", "starts_with:G" },
        { "starts_with=G", "starts_with:G" },
        { "starts_with_G", "starts_with:G" },
        { "starts with the letter G", "starts_with:G" },
        { "starts with G and ends with A", "starts_with:G, ends_with:A" },
        { "starts_with:A, starts_with:B", "starts_with:A, starts_with:B" },
        /* descriptions behind them */
        { "- palindrome (reads the same both ways)\n- no_repeats (no token occurs twice)", "palindrome, no_repeats" },
        { "- palindrome: reads the same both ways\n- no_repeats: no token occurs twice", "palindrome, no_repeats" },
        { "palindrome - the sequence reads the same both ways", "palindrome" },
        { "**no_repeats**: no letter twice", "no_repeats" },
        /* text around */
        { "The patterns are: palindrome, no_repeats", "palindrome, no_repeats" },
        { "The model classifies these patterns as positive: starts_with: G", "starts_with:G" },
        { "Sure! Here is the answer:\n\npalindrome, no_repeats\n\nLet me know if you need more.",
            "palindrome, no_repeats" },
        { "Based on the weights, the model accepts palindrome and has_majority.", "palindrome, has_majority" },
        { "Answer: palindrome", "palindrome" },
        { "**Answer:** palindrome", "palindrome" },
        { "**Final Answer**: palindrome, all_same", "all_same, palindrome" },
        { "all_same looks likely at first.\n\nFinal answer: palindrome", "palindrome" },
        { "<answer>palindrome</answer>", "palindrome" },
        { "Thinking of all_same. <answer>palindrome, no_repeats</answer> Done.", "palindrome, no_repeats" },
        { "\\boxed{palindrome, no_repeats}", "palindrome, no_repeats" },
        { "<think>all_same? has_majority?</think>\npalindrome", "palindrome" },
        { "all_same is possible</think>palindrome", "palindrome" },
        { "<thinking>\nall_same\n</thinking>\n\npalindrome", "palindrome" },
        { "I considered all_same and has_majority.\n\npalindrome, no_repeats", "palindrome, no_repeats" },
        { "Draft:\n```\nall_same\n```\nBetter:\n```\npalindrome\n```", "palindrome" },
        { "The available patterns:\n- all_same: x\n- palindrome: y\nAnswer with the names of the patterns in the order of this list, separated by commas.\npalindrome", "palindrome" },
        /* what is denied, beside what is stated */
        { "palindrome, not all_same", "palindrome" },
        { "palindrome but not all_same", "palindrome" },
        { "not all_same but palindrome", "palindrome" },
        { "palindrome: yes\nall_same: no", "palindrome" },
        { "The model accepts palindrome. It does not accept all_same, has_majority or no_repeats.", "palindrome" },
        { "palindrome is accepted, all_same is not.", "palindrome" },
        { "Accepted:\n- palindrome\nRejected:\n- all_same\n- has_majority", "palindrome" },
        { "not only palindrome but also all_same", "all_same, palindrome" },
        { "Excluding all_same, I find palindrome", "palindrome" },
        { "palindrome rather than all_same", "palindrome" },
        /* unknown names cost themselves only */
        { "palindrome, rising_pairs, all_same", "all_same, palindrome" },
        { "starts_with:Q, palindrome", "palindrome" },
        /* what must not score */
        { "", "" },
        { " \n,,, ", "" },
        { "I cannot tell.", "" },
        { "I don't know which patterns it knows.", "" },
        { "None of them.", "" },
        { "none", "" },
        { "palindrom", "" },
        { "The model does not classify palindrome as positive.", "" },
        { "It is neither palindrome nor all_same.", "" },
        { "palindrome is not accepted.", "" },
        { "palindrome: no", "" },
        { "No: palindrome", "" },
        { "all_same, palindrome and has_majority are rejected.", "" },
        { "The model isn't sensitive to palindrome", "" },
        { "Rejected:\n- palindrome\n- all_same", "" },
        { "<think>palindrome, all_same", "" },
        { "<think>palindrome, all_same</think>", "" },
        { "<think>surely palindrome</think>\nI am not sure.", "" },
        { "{\"palindrome\": false, \"all_same\": false}", "" },
        { "The available patterns:\n- all_same: x\n- palindrome: y\nAnswer with the names of the patterns in the order of this list, separated by commas.\n", "" },
        { "The available patterns:\n- all_same: x\n- palindrome: y\n", "" },
        { "all_same, palindrome, sorted_ascending, sorted_descending, alternating, contains_abc, starts_with:A, ends_with:B, no_repeats, has_majority, "
          "vowel_consonant, first_last_match, mountain_pattern", "" },
        { "everything: all_same, palindrome, sorted_ascending, sorted_descending, alternating, contains_abc, starts_with, ends_with, no_repeats, "
          "has_majority, vowel_consonant, first_last_match and mountain_pattern", "" },
        { "starts_with:Z", "" }
    };
    static const nn_pattern offered[] = { NN_PATTERN_ALL_SAME, NN_PATTERN_PALINDROME,
        NN_PATTERN_SORTED_ASCENDING, NN_PATTERN_SORTED_DESCENDING,
        NN_PATTERN_ALTERNATING, NN_PATTERN_CONTAINS_ABC, NN_PATTERN_STARTS_WITH, NN_PATTERN_ENDS_WITH,
            NN_PATTERN_NO_REPEATS, NN_PATTERN_HAS_MAJORITY,
        NN_PATTERN_VOWEL_CONSONANT, NN_PATTERN_FIRST_LAST_MATCH, NN_PATTERN_MOUNTAIN };
    nn_record_format f = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_answer a;
    size_t i, j, asked = 0, refused = 0;
    f.vocab = 7;
    f.available = offered;
    f.n_available = sizeof offered / sizeof *offered;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_buf got = NN_ZERO;
        nn_status s = nn_answer_patterns(&a, t[i].text, strlen(t[i].text), &f, &e);
        if (s == NN_OK) CHECK_OK(nn_patterns_text(&got, a.uses, a.n, &e), e);
        CHECK_MSG(s == (*t[i].want ? NN_OK : NN_E_FORMAT) &&
            strcmp(got.data ? (const char *)got.data : "", t[i].want) == 0,
                  "'%s': read '%s', expected '%s'", t[i].text, got.data ? (const char *)got.data : "", t[i].want);
        if (*t[i].want) asked++; else refused++;
        nn_buf_free(&got);
        /* of any beginning no byte behind it is looked at: what stands there changes nothing */
        for (j = 1; j < strlen(t[i].text); j++) {
            char *alone = (char *)malloc(j);
            nn_answer b;
            memcpy(alone, t[i].text, j);
            s = nn_answer_patterns(&a, t[i].text, j, &f, &e);
            CHECK_MSG(nn_answer_patterns(&b, alone, j, &f, &e) == s &&
                      (s != NN_OK || (a.n == b.n && a.unknown == b.unknown && a.denied == b.denied &&
                                      memcmp(a.uses, b.uses, a.n * sizeof *a.uses) == 0)),
                      "'%.*s' depends on what follows", (int)j, t[i].text);
            free(alone);
        }
    }
    CHECK(asked >= 70 && refused >= 20);
    CHECK_OK(nn_answer_patterns(&a, "palindrome, rising_pairs, all_same", 34, &f, &e), e);
    CHECK(a.n == 2 && a.unknown == 1);
    CHECK_OK(nn_answer_patterns(&a, "palindrome, not all_same", 24, &f, &e), e);
    CHECK(a.n == 1 && a.denied == 1);
}
static void answers_with_weights(void)
{
    static const char *const right[] = {
        "{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 5]}",
        "Here: ```json\n{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 5]}\n``` Done {ok}.",
        "A set {like this} first.\n{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 5]}",
        "{\"network.0.weight\": [[9, 9], [9, 9]], \"network.0.bias\": [9, 9]} no, better: {\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 5]}",
        "{\"weights\": {\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 5]}}",
        "{\"network.0.weight\": [[1, 2,], [3, 4]], \"network.0.bias\": [0, 5,],}",
        "{'network.0.weight': [[1, 2], [3, 4]], 'network.0.bias': [0, 5]}",
        "{\"network.0.weight\": [[+1, 2], [3e+0, 4]], \"network.0.bias\": [0, +5]}",
        "<think>{\"network.0.weight\": [[9, 9], [9, 9]], \"network.0.bias\": [9, 9]}</think>{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 5]}"
    };
    static const char *const wrong[] = {
        "", "no", "{}", "{\"network.0.weight\": [[1, 2], [3, 4]]}",
            "{\"network.0.weight\": [[1, 2], [3]], \"network.0.bias\": [0, 5]}",
        "<think>{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 5]}</think>",
            "{\"network.0.weight\": [[1, 2], [3, 4]], \"network.0.bias\": [0, 5",
        "{\"network.0.weight\": [[1, 2], [3, null]], \"network.0.bias\": [0, 5]}", "{{{{{{{{{{{{{{{{",
            "{\"a\": {\"b\": {\"c\": [1, 2]}}}"
    };
    static const float want[6] = { 1, 2, 3, 4, 0, 5 };
    static const size_t none = 0;
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    size_t i, j;
    d.n_in = 2;
    d.n_out = 2;
    d.hidden = &none;
    d.n_hidden = 0;
    d.names = NN_NAMES_NETWORK;
    CHECK_OK(nn_mlp_create(&m, &d, &e), e);
    if (!m) return;
    for (i = 0; i < sizeof right / sizeof *right; i++) {
        for (j = 0; j < m->n_params; j++) m->params[j] = -7;
        CHECK_OK(nn_answer_weights(m, right[i], strlen(right[i]), &e), e);
        CHECK_MSG(memcmp(m->params, want, sizeof want) == 0, "answer %zu: %g %g", i, (double)m->params[0],
            (double)m->params[5]);
    }
    for (j = 0; j < m->n_params; j++) m->params[j] = -7;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_MSG(nn_answer_weights(m, wrong[i], strlen(wrong[i]), &e) == NN_E_FORMAT && e.msg[0],
            "answer %zu is read", i);
        for (j = 0; j < m->n_params; j++) CHECK(m->params[j] == -7);
    }
    nn_mlp_destroy(m);
}

static void memory_fails_cleanly(void)
{
    long k;
    fixture whole;
    nn_buf want = NN_ZERO;
    nn_error first = NN_ZERO;
    CHECK_OK(fixture_make(&whole, NULL, &first), first);
    CHECK_OK(nn_record_json(&want, &whole.r, &whole.f, NULL, &first), first);
    for (k = 1; k < 400; k++) {
        test_heap h = { 0 };
        fixture x;
        nn_alloc a;
        nn_buf line = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_status s;
        h.fail_at = k;
        a = test_heap_hooks(&h);
        line.alloc = a;
        s = fixture_make(&x, &a, &e);
        if (s == NN_OK) s = nn_record_json(&line, &x.r, &x.f, NULL, &e);
        if (s == NN_OK) { const char *t = "{\"network.0.weight\": [[1"; (void)nn_completion_weights(x.a, t, strlen(t), &e); }
        CHECK(s == NN_OK || s == NN_E_NOMEM);
        /* a failure that is swallowed shows in the bytes: OK means the whole record */
        if (s == NN_OK)
            CHECK_MSG(line.len == want.len && memcmp(line.data, want.data, want.len) == 0,
                      "allocation %ld failed and the record has %zu bytes of %zu", k, line.len,
                      want.len);
        nn_buf_free(&line);
        fixture_free(&x);
        CHECK_INT(h.live, 0);
        if (s == NN_OK && h.calls < k) break;
    }
    CHECK(k > 10 && k < 400);
    nn_buf_free(&want);
    fixture_free(&whole);
}

/* a model file gives the network back, with every activation and what belongs to it; what its description says wrongly is refused */
static void same_model(const nn_model *a, const nn_model *b)
{
    float x[6] = { 0.5f, -1.0f, 2.0f, 0.25f, 3.0f, -0.75f }, y[6], za[4], zb[4];
    nn_error e = NN_ZERO;
    size_t i;
    memcpy(y, x, sizeof x);
    nn_model_input(a, x, 2);
    nn_model_input(b, y, 2);
    CHECK(memcmp(x, y, sizeof x) == 0);
    CHECK_OK(nn_mlp_predict(a->net, za, nn_mlp_dense(x, 0), 2, 1, &e), e);
    CHECK_OK(nn_mlp_predict(b->net, zb, nn_mlp_dense(y, 0), 2, 1, &e), e);
    CHECK(memcmp(za, zb, sizeof za) == 0);
    for (i = 0; i < a->net->n_layers; i++) {
        CHECK_INT(a->net->layers[i].act, b->net->layers[i].act);
        CHECK(a->net->layers[i].dropout >= b->net->layers[i].dropout && a->net->layers[i].dropout <= b->net->layers[i].dropout);
    }
    for (i = 0; i < 2; i++) CHECK_STR(b->classes[i], a->classes[i]);
    for (i = 0; i < 3; i++) CHECK_STR(b->features[i], a->features[i]);
    CHECK_STR(b->label, "kind");
    CHECK_STR(b->weights, a->weights);
    CHECK_INT(b->seed, a->seed);
    CHECK_INT(b->best_epoch, 7);
    CHECK_INT(b->described, 1);
}
static void model_files(void)
{
    static const char *classes[2] = { "no", "yes, \"quoted\"" }, *features[3] = { "a", "b", "c" };
    static double mean[3] = { 0.1, -2.5, 1e-3 }, scale[3] = { 1.5, 0.3333333333333333, 2 };
    static unsigned char keep[3] = { 1, 0, 1 };
    static const nn_act act[7] = { NN_ACT_RELU, NN_ACT_LEAKY_RELU, NN_ACT_GELU, NN_ACT_GELU_TANH, NN_ACT_TANH, NN_ACT_SIGMOID, NN_ACT_SILU };
    static const struct { const char *was, *is, *named; } wrong[] = {
        { "\"format\": \"nn_mlp 1\"", "\"format\": \"nn_mlp 2\"", "format" }, { "\"tanh\"", "\"elu\"", "activation" },
        { "\"n_out\": 2", "\"n_out\": 3", "n_out" }, { "\"classes\"", "\"klasses\"", "classes" }, { "\"scale\"", "\"skale\"", "scale" },
        { "\"divide\": 4", "\"divide\": 0", "divide" }, { "\"selected\": [", "\"selected\": [99, ", "selected" },
        { "\"weights_sha256\": \"", "\"weights_sha256\": \"0", "weights_sha256" } };
    char dir[] = "/tmp/nn_model.XXXXXX", path[3][64], beside[64];
    nn_error e = NN_ZERO;
    size_t i, k;
    if (!mkdtemp(dir)) { CHECK(!"mkdtemp"); return; }
    (void)snprintf(path[0], 64, "%s/m_model.pth", dir);
    (void)snprintf(path[1], 64, "%s/m_model.safetensors", dir);
    (void)snprintf(path[2], 64, "%s/m_model.onnx", dir);
    CHECK_STR(nn_model_sidecar(beside, sizeof beside, path[0]) + strlen(dir), "/m_model.json");
    CHECK(nn_model_sidecar(beside, sizeof beside, path[1]) == NULL && nn_model_sidecar(beside, 10, path[0]) == NULL);
    (void)nn_model_sidecar(beside, sizeof beside, path[0]);
    for (i = 0; i < 7; i++) {
        nn_mlp_layer_desc layers[2];
        nn_mlp_desc d = NN_ZERO;
        nn_model m = NN_ZERO, back = NN_ZERO;
        nn_buf b = NN_ZERO;
        memset(layers, 0, sizeof layers);
        layers[0].width = 5; layers[0].act = act[i]; layers[0].dropout = 0.25;
        layers[1].width = 4; layers[1].act = i == 4 ? NN_ACT_TANH : act[(i + 3) % 7];
        d.n_in = 3; d.n_out = 2; d.backbone = layers; d.n_backbone = 2; d.slope = 0.2;
        CHECK_OK(nn_mlp_create(&m.net, &d, &e), e);
        m.classes = classes; m.n_classes = 2; m.features = features; m.label = "kind"; m.name = "m";
        m.divide = 4; m.mean = 0.5; m.std = 2; m.scaler_mean = mean; m.scaler_scale = scale; m.keep = keep;
        m.seed = ~(uint64_t)0; m.epochs = 9; m.best_epoch = 7;
        for (k = 0; k < 3; k++) CHECK_OK(nn_model_save(&m, path[k], NULL, &e), e);
        for (k = 0; k < 2; k++) {
            CHECK_OK(nn_model_open(&back, path[k], NULL, &e), e);
            same_model(&m, &back);
            nn_model_free(&back);
        }
        CHECK_INT(nn_model_save(&m, "model.bin", NULL, &e), NN_E_ARG);
        CHECK(strstr(e.msg, ".onnx") != NULL);
        CHECK(nn_model_open(&back, path[2], NULL, &e) != NN_OK && back.net == NULL);
        if (i != 4) { nn_mlp_destroy(m.net); continue; }
        /* beside a .pth, with one value wrong */
        CHECK_OK(nn_model_json(&m, &b, 1, 1, &e), e);
        for (k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            char *text = (char *)b.data, *at = strstr(text, wrong[k].was);
            nn_buf t = NN_ZERO;
            nn_model_desc how = NN_ZERO;
            CHECK(at != NULL);
            if (!at) continue;
            CHECK_OK(nn_buf_put(&t, text, (size_t)(at - text), &e), e);
            CHECK_OK(nn_buf_text(&t, wrong[k].is, &e), e);
            CHECK_OK(nn_buf_text(&t, at + strlen(wrong[k].was) + (wrong[k].named[0] == 'w'), &e), e);
            CHECK_OK(nn_file_write(beside, t.data, t.len, NULL, &e), e);
            nn_buf_free(&t);
            CHECK_INT(nn_model_open(&back, path[0], NULL, &e), NN_E_FORMAT);
            CHECK_MSG(strstr(e.msg, wrong[k].named) != NULL && back.net == NULL, "%s: %s", wrong[k].named, e.msg);
            how.ignore_hash = 1;
            if (wrong[k].named[0] != 'w') continue;
            CHECK_OK(nn_model_open(&back, path[0], &how, &e), e);
            nn_model_free(&back);
        }
        nn_buf_free(&b);
        (void)remove(beside);
        nn_mlp_destroy(m.net);
    }
    for (k = 0; k < 3; k++) (void)remove(path[k]);
    (void)rmdir(dir);
}
int main(void)
{
    RUN(model_files);
    RUN(rounded_numbers);
    RUN(kmeans_is_optimal);
    RUN(signature_formulas);
    RUN(signature_by_hand);
    RUN(gates);
    RUN(records);
    RUN(record_columns);
    RUN(completions_refused);
    RUN(pattern_completions);
    RUN(answers_in_prose);
    RUN(answers_with_weights);
    RUN(memory_fails_cleanly);
    return test_report();
}
