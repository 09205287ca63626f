/* tests/test_fair.c - nn_data.h [FAIR] [TABULAR]: the original's 100 tasks value for value, the default suite's claims, real tables */
#define NN_IMPLEMENTATION
#include "../nn_data.h"
#include "nn_test.h"

static void sha_of(const nn_tensor *t, char hex[65])
{
    nn_sha256 s;
    nn_sha256_init(&s);
    nn_sha256_put(&s, t->data, nn_tensor_bytes(t));
    nn_sha256_hex(&s, hex);
}
static void check_part(const nn_json *ref, const nn_fair_part *p, const char *part, size_t id)
{
    static const char *const what[3] = { "y", "z", "y_clean" };
    const nn_tensor *t[3];
    char hex[65], key[40];
    int i;
    t[0] = &p->y; t[1] = &p->z; t[2] = &p->y_clean;
    for (i = 0; i < 3; i++) {
        (void)snprintf(key, sizeof key, "sha256_%s_%s", what[i], part);
        sha_of(t[i], hex);
        CHECK_MSG(strcmp(hex, nn_json_str(nn_json_get(ref, key), "")) == 0, "task %zu: %s differs", id, key);
    }
}
static double sum_sq(const nn_tensor *t, double *sq)
{
    double s = 0, c = 0, q = 0;           /* Kahan: the reference is the correctly rounded sum */
    size_t i, n = nn_tensor_count(t);
    for (i = 0; i < n; i++) { double v = nn_f64(t)[i], y = v - c, u = s + y; c = (u - s) - y; s = u; q += v * v; }
    *sq = q;
    return s;
}
static void compat_suite(void)
{
    const char *dir = test_data();
    char path[1200], hex[40];
    nn_arena a = NN_ZERO;
    nn_json *root = NULL, *ref;
    nn_fair_desc d = nn_fair_desc_default();
    nn_fair_suite s = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, j, total = 0;
    double worst = 0, worst_sq = 0, worst_x = 0;
    if (!dir) SKIP("needs NN_TEST_DATA (fair_tasks_reference.json)");
    (void)snprintf(path, sizeof path, "%s/fair_tasks_reference.json", dir);
    CHECK_OK(nn_json_read(&root, &a, path, NULL, NULL, &e), e);
    if (!root) return;
    d.compat = 1;
    d.threads = 1;
    CHECK_OK(nn_fair_begin(&s, &d, &e), e);
    ref = nn_json_get(root, "tasks");
    for (i = 0; i < 100; i++) {
        const nn_json *r = nn_json_at(ref, i), *g = nn_json_get(r, "rng_after");
        nn_fair_task t = NN_ZERO;
        double sq, v;
        CHECK_OK(nn_fair_next(&s, &t, &e), e);
        if (!t.train.x.data) break;
        for (j = 0; j < NN_FAIR_FIELDS; j++) {
            int is_int, is_bool;
            double got;
            const char *name = nn_fair_field(&t, j, &got, &is_int, &is_bool);
            const nn_json *want = nn_json_get(r, name);
            if (!want) { CHECK(strcmp(name, "seed") == 0); continue; }
            v = is_bool ? (double)nn_json_is(want, -1) : nn_json_num(want, -1);
            CHECK_MSG(got == v, "task %zu: %s: got %.17g, expected %.17g", i, name, got, v);
        }
        check_part(r, &t.train, "train", i);
        check_part(r, &t.test, "test", i);
        v = fabs(sum_sq(&t.train.x, &sq) - nn_json_num(nn_json_get(r, "x_train_sum"), 1e9));
        if (v > worst) worst = v;
        v = fabs(sq - nn_json_num(nn_json_get(r, "x_train_sumsq"), 1e9));
        if (v > worst_sq) worst_sq = v;
        v = fabs(nn_f64(&t.train.x)[0] - nn_json_num(nn_json_get(r, "x_train_first"), 1e9));
        if (v > worst_x) worst_x = v;
        (void)snprintf(hex, sizeof hex, "0x%llx%016llx", (unsigned long long)s.g.state_hi, (unsigned long long)s.g.state_lo);
        if (i == 0 || i == 99) CHECK_STR(hex, nn_json_str(nn_json_get(g, "state"), ""));
        CHECK_INT(s.g.has_half, nn_json_int(nn_json_get(g, "has_uint32"), -1));
        total += nn_tensor_count(&t.train.y);
        nn_fair_task_free(&t);
    }
    CHECK_INT(total, 343427);
    CHECK(worst < 1e-8 && worst_sq < 1e-8 && worst_x < 1e-12);
    printf("compat suite: X sums off by %.2g, squares %.2g, first elements %.2g\n", worst, worst_sq, worst_x);
    CHECK(s.g.state_hi == 0xb261fb11075e6b47u && s.g.state_lo == 0x4bd67a4da152c446u && !s.g.has_half);
    nn_arena_free(&a);
}
static void default_suite_does_what_it_says(void)
{
    nn_fair_desc d = nn_fair_desc_default();
    nn_fair_suite s = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, j, biased = 0;
    double odds = 0, unbiased = 0, log_odds;
    d.n_tasks = 24;
    d.samples_hi = 2500;
    d.samples_lo = 300;
    CHECK_OK(nn_fair_begin(&s, &d, &e), e);
    for (i = 0; i < d.n_tasks; i++) {
        nn_fair_task t = NN_ZERO, again = NN_ZERO;
        double cell[2][2] = { { 0, 0 }, { 0, 0 } }, n;
        nn_fair_part *part[2];
        size_t p, k, c, ones = 0, pos = 0, flips = 0;
        CHECK_OK(nn_fair_next(&s, &t, &e), e);
        CHECK_INT(t.train.x.dtype, NN_F32);
        part[0] = &t.train; part[1] = &t.test;
        for (p = 0; p < 2; p++)
            for (k = 0; k < nn_tensor_count(&part[p]->y); k++) {
                int64_t y = nn_i64(&part[p]->y_clean)[k], z = nn_i64(&part[p]->z)[k];
                cell[z][y]++;
                ones += z == 1; pos += y == 1;
                if (p) CHECK(nn_i64(&part[p]->y)[k] == y);             /* clean test labels */
                else flips += nn_i64(&part[p]->y)[k] != y;
            }
        n = (double)t.params.n_samples;
        CHECK(nn_tensor_count(&t.train.y) + nn_tensor_count(&t.test.y) == t.params.n_samples);
        CHECK(fabs((double)ones - t.params.group_imbalance * n) <= 1.0);   /* margins to one row, with bias or without */
        CHECK(fabs((double)pos - t.params.class_imbalance * n) <= 1.0);
        CHECK_INT(flips, (size_t)(t.params.noise_rate * (double)nn_tensor_count(&t.train.y)));
        log_odds = log(((cell[0][1] + .5) / (cell[0][0] + .5)) / ((cell[1][1] + .5) / (cell[1][0] + .5)));
        if (t.params.add_group_bias) { biased++; odds += log_odds; CHECK(fabs(log_odds - log(2.25)) < 0.12); }
        else unbiased += log_odds;
        for (c = 0; c < t.params.n_features; c++) {                         /* scaled by the training rows alone */
            double m = 0, q = 0, nt = (double)nn_tensor_count(&t.train.y);
            for (k = 0; k < nn_tensor_count(&t.train.y); k++) { double v = (double)nn_f32(&t.train.x)[k * t.params.n_features + c]; m += v; q += v * v; }
            CHECK_NEAR(m / nt, 0.0, 1e-5);
            CHECK_NEAR(q / nt, 1.0, 1e-4);
        }
        CHECK_OK(nn_fair_task_make(&again, &d, i, &e), e);                  /* task k alone is task k of the suite */
        for (j = 0; j < 2; j++) {
            nn_fair_part *o = j ? &again.test : &again.train;
            CHECK(memcmp(o->x.data, part[j]->x.data, nn_tensor_bytes(&o->x)) == 0 && memcmp(o->z.data, part[j]->z.data, nn_tensor_bytes(&o->z)) == 0);
        }
        nn_fair_task_free(&t);
        nn_fair_task_free(&again);
    }
    CHECK(biased > 10 && biased < 23);
    CHECK_NEAR(odds / (double)biased, log(2.25), 0.03);
    CHECK_NEAR(unbiased / (double)(d.n_tasks - biased), 0.0, 0.35);
    CHECK_INT(nn_fair_next(&s, NULL, &e), NN_E_LIMIT);
}
static void seven_parameters(void)
{
    nn_fair_params p = NN_ZERO;
    nn_fair_task t = NN_ZERO;
    nn_fair_desc d = nn_fair_desc_default();
    nn_error e = NN_ZERO;
    long k;
    p.n_samples = 200; p.n_features = 7; p.noise_rate = 0.1; p.group_imbalance = 0.25; p.class_imbalance = 0.6; p.separability = 1.5; p.add_group_bias = 1;
    CHECK_OK(nn_fair_generate(&t, &p, 5, NULL, &e), e);
    CHECK_INT(t.train.x.shape[0], 140);
    CHECK_INT(t.train.x.shape[1], 7);
    CHECK_NEAR(t.train.noise_rate, 14.0 / 140, 1e-15);
    {                                                /* the summary is that of the labels as they stand */
        double ones = 0, minority = 0;
        size_t i;
        for (i = 0; i < 140; i++) {
            ones += (double)nn_i64(&t.train.y)[i];
            minority += (double)nn_i64(&t.train.z)[i];
        }
        CHECK_NEAR(t.train.pos_rate, ones / 140, 1e-15);
        CHECK_NEAR(t.train.minority_rate, minority / 140, 1e-15);
    }
    nn_fair_task_free(&t);
    p.noise_rate = 0;                                /* 0 is a rate, too */
    CHECK_OK(nn_fair_generate(&t, &p, 5, NULL, &e), e);
    CHECK_NEAR(t.train.noise_rate, 0, 0);
    nn_fair_task_free(&t);
    p.noise_rate = 0.1;
    p.n_features = 4;
    CHECK_INT(nn_fair_generate(&t, &p, 5, NULL, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_fair_generate: n_features must be 5 to 4096, got 4");
    p.n_features = 7;
    for (k = 1; k < 60; k++) {
        test_heap h = { 0 };
        nn_status s;
        h.fail_at = k;
        d.alloc = test_heap_hooks(&h);
        d.threads = 1;
        s = nn_fair_generate(&t, &p, 5, &d, &e);
        if (s == NN_OK) { nn_fair_task_free(&t); CHECK_INT(h.live, 0); break; }
        CHECK_INT(s, NN_E_NOMEM);
        CHECK(t.train.x.data == NULL);
        CHECK_INT(h.live, 0);
    }
    CHECK(k > 5);
    d = nn_fair_desc_default();
    d.noise_hi = 0.7;
    { nn_fair_suite s; CHECK_INT(nn_fair_begin(&s, &d, &e), NN_E_ARG); CHECK_STR(e.msg, "nn_fair_begin: noise_rate: expected a range inside 0..0.5, got 0..0.7"); }
}
static void real_tables(void)
{
    const char *dir = test_data();
    static const struct { nn_tabular_kind kind; int compat; const char *file; size_t rows, d, group; double pos; } t[6] = {
        { NN_TABULAR_COMPAS, 0, "compas/compas-scores-two-years.csv", 6172, 5, 3175, 0.4551 },
        { NN_TABULAR_ADULT, 0, "adult/adult.data", 30162, 5, 9782, 0.2489 },
        { NN_TABULAR_GERMAN, 0, "german/german.data", 1000, 6, 851, 0.30 },
        { NN_TABULAR_GERMAN, 1, "german/german.data", 1000, 6, 230, 0.30 },
        { NN_TABULAR_GERMAN, 0, "german/german.csv", 1000, 6, 851, 0.30 },
        { NN_TABULAR_ADULT, 0, "adult/adult.test", 15060, 5, 4913, 0.2457 } };
    static const size_t compas_steps[5] = { 7214, 6172, 6172, 6172, 6172 };
    char path[1200];
    nn_error e = NN_ZERO;
    size_t i, j, pos, one;
    if (!dir) SKIP("needs NN_TEST_DATA (compas, adult, german)");
    for (i = 0; i < 6; i++) {
        nn_tabular_desc d = NN_ZERO;
        nn_tabular r = NN_ZERO;
        d.kind = t[i].kind;
        d.compat = t[i].compat;
        (void)snprintf(path, sizeof path, "%s/%s", dir, t[i].file);
        CHECK_OK(nn_tabular_read(&r, path, &d, NULL, &e), e);
        if (!r.x.data) continue;
        for (pos = one = j = 0; j < nn_tensor_count(&r.y); j++) { pos += (size_t)nn_i64(&r.y)[j]; one += (size_t)nn_i64(&r.z)[j]; }
        CHECK_INT(r.x.shape[0], t[i].rows);
        CHECK_INT(r.x.shape[1], t[i].d);
        CHECK_INT(one, t[i].group);
        CHECK_NEAR((double)pos / (double)t[i].rows, t[i].pos, 5e-5);
        for (j = 0; i == 0 && j < r.n_steps; j++) CHECK_INT(r.step[j].rows, compas_steps[j]);
        nn_tabular_free(&r);
    }
    {   /* what is missing is named */
        nn_tabular_desc d = NN_ZERO;
        nn_tabular r = NN_ZERO;
        nn_table tab = NN_ZERO;
        nn_csv_desc c = NN_ZERO;
        static const char text[] = "age,sex,ok\n30,f,1\n40,m,0\n,m,1\n51,f,1\n";
        static const char bad[] = "age,sex,ok\n30,f,1\nx1,m,0\n";
        static const char *const feature[1] = { "age" };
        c.all_text = 1;
        CHECK_OK(nn_csv_parse(&tab, text, sizeof text - 1, &c, NULL, &e), e);
        d.label = "ok"; d.label_value = "1"; d.group = "sex"; d.group_value = "f";
        CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
        CHECK_INT(r.x.shape[0], 3);
        CHECK_INT(r.x.shape[1], 1);
        CHECK_STR(r.features[0], "age");
        CHECK_STR(r.group, "sex = f");
        CHECK_INT(nn_i64(&r.row)[2], 3);
        nn_tabular_free(&r);
        d.label = "okay";
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
        CHECK_STR(e.msg, "csv: expected a column 'okay', the table has 3 columns, none of that name");
        d.label = "ok"; d.label_value = "yes";
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
        CHECK_STR(e.msg, "csv: column 'ok': the value 'yes' never occurs");
        d.label_value = "1"; d.group = "age"; d.group_value = "35"; d.group_test = NN_TABULAR_AT_LEAST;
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
        nn_table_free(&tab);
        CHECK_OK(nn_csv_parse(&tab, bad, sizeof bad - 1, &c, NULL, &e), e);
        d.group = "sex"; d.group_value = "f"; d.group_test = NN_TABULAR_EQUAL; d.features = feature; d.n_features = 1;
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
        CHECK_STR(e.msg, "csv: record 2: column 'age': expected a number, got 'x1'");
        d.kind = NN_TABULAR_COMPAS;
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
        CHECK_STR(e.msg, "compas: expected a column 'priors_count', the table has 3 columns, none of that name");
        nn_table_free(&tab);
    }
}
/* tables as people have them: missing words, an index column, labels as numbers, the label as feature */
static void tabular_words(void)
{
    static const char text[] = ",y,x1,x2,g\n0,1,0.5,1,a\n1,nan,0.25,2,a\n2,0,NaN,3,b\n3,1.0,2,4,NULL\n"
                               "4,0,3,5,b\n5,null,3,6,None\n6,1,4,7,<NA>\n7,0,5,8,a\n8,None,1,9,b\n";
    static const int64_t rows[3] = { 0, 4, 7 }, labels[3] = { 1, 0, 0 }, groups[3] = { 1, 0, 1 };
    static const char *const itself[2] = { "x1", "y" };
    nn_tabular_desc d = NN_ZERO;
    nn_tabular r = NN_ZERO;
    nn_table tab = NN_ZERO;
    nn_csv_desc c = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    c.all_text = 1;
    CHECK_OK(nn_csv_parse(&tab, text, sizeof text - 1, &c, NULL, &e), e);
    d.label = "y"; d.label_value = "1"; d.group = "g"; d.group_value = "a";
    CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
    CHECK_INT(r.x.shape[0], 3);                      /* no missing label is class 0 */
    CHECK_INT(r.x.shape[1], 2);                      /* x1 stays in spite of its NaN, the index not */
    CHECK_STR(r.features[0], "x1");
    CHECK_STR(r.features[1], "x2");
    for (i = 0; i < 3; i++) {
        CHECK_INT(nn_i64(&r.row)[i], rows[i]);
        CHECK_INT(nn_i64(&r.y)[i], labels[i]);
        CHECK_INT(nn_i64(&r.z)[i], groups[i]);
    }
    nn_tabular_free(&r);
    d.group_value = "None";                          /* the word that is asked for is a value */
    CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);      /* its row has no label */
    d.label_value = "null"; d.group_value = "None";
    CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
    CHECK_INT(nn_i64(&r.y)[r.y.shape[0] - 2], 1);    /* record 5, before record 7 */
    nn_tabular_free(&r);
    d.label_value = "1.0"; d.group_value = "b";      /* 1.0 is 1 */
    CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
    CHECK_INT(nn_i64(&r.y)[0], 1);
    nn_tabular_free(&r);
    d.features = itself; d.n_features = 2;
    CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_ARG);
    CHECK_STR(e.msg, "csv: column 'y' is the label and cannot be a feature too");
    d.n_features = 0; d.group = "y";
    CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_ARG);
    CHECK_STR(e.msg, "csv: column 'y' is the label and cannot be the group too");
    nn_table_free(&tab);
}
/* the hooks of the call are used before those of the desc, and everything goes through one of them */
static void tabular_memory(void)
{
    static const char text[] = "a;b;y;g\n1;2;1;0\n2;3;0;1\n3;1;1;1\n";
    static const char path[] = "build/test_fair_memory.csv";
    int own;
    for (own = 0; own < 2; own++) {
        test_heap call = { 0 }, desc = { 0 };
        nn_tabular_desc d = NN_ZERO;
        nn_tabular r = NN_ZERO;
        nn_file_opts opts = NN_ZERO;
        nn_error e = NN_ZERO;
        CHECK_OK(nn_file_write(path, text, sizeof text - 1, NULL, &e), e);
        d.label = "y";
        d.label_value = "1";
        d.group = "g";
        d.group_value = "1";
        d.alloc = test_heap_hooks(&desc);
        opts.alloc = test_heap_hooks(&call);
        CHECK_OK(nn_tabular_read(&r, path, &d, own ? &opts : NULL, &e), e);
        CHECK_INT(r.x.shape[1], 2);
        CHECK(own ? call.calls > 3 : call.calls == 0 && desc.calls > 3);
        nn_tabular_free(&r);
        CHECK(call.live == 0 && call.bytes == 0 && desc.live == 0 && desc.bytes == 0);
    }
    (void)nn_file_remove(path, NULL, NULL);
}
/* text as 0/1 columns, missing numbers as NaN with a column that says so, and what becomes of each column */
static void tabular_text(void)
{
    static const char text[] = "y,x,c,g,n,k\n1,1,b,u,,3\n0,2,a,v,5,1\n1,3,b,u,7,3\n0,4,,v,,1\n1,5,c,u,9,2\n0,6,a,v,1,1\n1,7,d,v,2,2\n"
                               "0,8,b,u,4,1\n1,9,b,v,4,2\n0,10,b,u,4,1\n1,11,a,v,4,2\n";
    static const struct { size_t levels; nn_tabular_missing missing; size_t rows, d; const char *names; } t[] = {
        { 0, NN_TABULAR_NUMBERS, 9, 3, "x|n|k" },
        { 3, NN_TABULAR_NUMBERS, 9, 7, "x|c = a|c = b|c = c|c: other|n|k" },
        { 9, NN_TABULAR_ROWS, 9, 7, "x|c = a|c = b|c = c|c = d|n|k" },
        { 2, NN_TABULAR_NAN, 11, 7, "x|c = a|c = b|c: other|c: missing|n|k" },
        { 1, NN_TABULAR_FLAG, 11, 7, "x|c = b|c: other|c: missing|n|n: missing|k" } };
    static const double flag[11][7] = { { 1, 1, 0, 0, NAN, 1, 3 }, { 2, 0, 1, 0, 5, 0, 1 }, { 3, 1, 0, 0, 7, 0, 3 },
                                        { 4, 0, 0, 1, NAN, 1, 1 }, { 5, 0, 1, 0, 9, 0, 2 }, { 6, 0, 1, 0, 1, 0, 1 },
                                        { 7, 0, 1, 0, 2, 0, 2 },   { 8, 1, 0, 0, 4, 0, 1 }, { 9, 1, 0, 0, 4, 0, 2 },
                                        { 10, 1, 0, 0, 4, 0, 1 },  { 11, 0, 1, 0, 4, 0, 2 } };
    static const double mean[7] = { 6, 5.0 / 11, 5.0 / 11, 1.0 / 11, 40.0 / 9, 2.0 / 11, 19.0 / 11 };
    static const char *const names[1] = { "k" };
    nn_csv_desc c = NN_ZERO;
    nn_table tab = NN_ZERO;
    nn_tabular_desc d = NN_ZERO;
    nn_tabular r = NN_ZERO;
    nn_error e = NN_ZERO;
    double value[7];
    char all[256];
    size_t i, k;
    c.all_text = 1;
    CHECK_OK(nn_csv_parse(&tab, text, sizeof text - 1, &c, NULL, &e), e);
    d.label = "y"; d.label_value = "1"; d.group = "g"; d.group_value = "u";
    for (k = 0; k < sizeof t / sizeof t[0]; k++) {
        d.levels = t[k].levels;
        d.missing = t[k].missing;
        CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
        CHECK_INT(r.x.shape[0], t[k].rows);
        CHECK_INT(r.x.shape[1], t[k].d);
        all[0] = 0;
        for (i = 0; i < r.x.shape[1]; i++) { strcat(all, i ? "|" : ""); strcat(all, r.features[i]); }
        CHECK_STR(all, t[k].names);
        CHECK_INT(r.n_columns, 6);
        CHECK_STR(r.columns[0].why, "the label");
        CHECK_STR(r.columns[3].why, "the group");
        CHECK((r.columns[2].why != NULL) == (t[k].levels == 0));
        CHECK_INT(r.columns[2].width, t[k].d - 3 - (t[k].missing == NN_TABULAR_FLAG));
        CHECK_INT(r.columns[4].first, 1 + r.columns[2].width);
        if (t[k].missing == NN_TABULAR_FLAG) {
            CHECK_INT(r.columns[2].levels, 4);
            CHECK_INT(r.columns[2].kept, 1);
            CHECK_INT(r.columns[2].missing, 1);
            CHECK_INT(r.columns[4].missing, 2);
            for (i = 0; i < 77; i++) {
                const double got = nn_f64(&r.x)[i], want = flag[i / 7][i % 7];
                CHECK_MSG(got == want || (got != got && want != want), "row %zu, column %zu: %g", i / 7, i % 7, got);
            }
            CHECK_OK(nn_impute_fit(value, &r.x, NN_IMPUTE_MEDIAN, NULL, &e), e);
            CHECK_NEAR(value[4], 4, 0);
            CHECK_NEAR(value[6], 2, 0);
            CHECK_OK(nn_impute_fit(value, &r.x, NN_IMPUTE_MEAN, NULL, &e), e);
            for (i = 0; i < 7; i++) CHECK_NEAR(value[i], mean[i], 1e-15);
            CHECK_OK(nn_impute(&r.x, value, &e), e);
            CHECK_NEAR(nn_f64(&r.x)[4], 40.0 / 9, 1e-15);
            CHECK_NEAR(nn_f64(&r.x)[7 + 4], 5, 0);
        }
        nn_tabular_free(&r);
    }
    d.levels = 9; d.missing = NN_TABULAR_ROWS; d.categorical = names; d.n_categorical = 1;
    CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
    CHECK_STR(r.features[r.x.shape[1] - 1], "k = 3");
    CHECK_STR(r.features[r.x.shape[1] - 3], "k = 1");
    nn_tabular_free(&r);
    /* a column without a number in the part that is fitted: 0 */
    {
        double x[2] = { NAN, NAN };
        size_t shape[2] = { 2, 1 };
        nn_tensor v = nn_tensor_view(x, NN_F64, 2, shape);
        CHECK_OK(nn_impute_fit(value, &v, NN_IMPUTE_MEAN, NULL, &e), e);
        CHECK_NEAR(value[0], 0, 0);
    }
    nn_table_free(&tab);
}
/* the groups of crossed columns: rows, names and the rule for small ones, by hand; conditions on rows */
static void tabular_groups(void)
{
    static const struct { size_t least; const char *names, *z; } t[] = {
        /* cells: a/m 3, a/w 2, b/m 2, b/w 1, c/m 1 (in order of bytes), NA is no group */
        { 1, "r = a, s = m;r = a, s = w;r = b, s = m;r = b, s = w;r = c, s = m;", "001122034" },
        { 2, "r = a, s = m;r = a, s = w;r = b, s = m;other;", "001122033" },
        { 3, "r = a, s = m;other;", "001111011" } };
    static const char text[] = "r,s,x,y\na,m,1,0\na,m,2,1\na,w,3,0\na,w,4,1\nb,m,5,0\nb,m,6,1\n"
                               "NA,m,7,1\na,m,8,0\nb,w,9,1\nc,m,10,0\n";
    static const char *const cross[2] = { "r", "s" };
    nn_tabular_where where[2] = { { "x", "3", NN_TABULAR_AT_LEAST }, { "r", "a|b", NN_TABULAR_ANY } };
    nn_csv_desc c = NN_ZERO;
    nn_table tab = NN_ZERO;
    nn_tabular_desc d = NN_ZERO;
    nn_tabular r = NN_ZERO;
    nn_error e = NN_ZERO;
    char names[200], z[16];
    size_t i, k;
    c.all_text = 1;
    CHECK_OK(nn_csv_parse(&tab, text, sizeof text - 1, &c, NULL, &e), e);
    d.label = "y"; d.label_value = "1";
    d.group_columns = cross;
    d.n_group_columns = 2;
    for (k = 0; k < sizeof t / sizeof t[0]; k++) {
        d.group_min = t[k].least;
        CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
        names[0] = 0;
        memset(z, 0, sizeof z);
        for (i = 0; i < r.n_groups; i++) { strcat(names, r.groups[i]); strcat(names, ";"); }
        for (i = 0; i < nn_tensor_count(&r.z); i++) z[i] = (char)('0' + nn_i64(&r.z)[i]);
        CHECK_STR(names, t[k].names);
        CHECK_STR(z, t[k].z);
        CHECK_STR(r.group, "r x s");
        CHECK_INT(r.x.shape[1], 1);                      /* neither is a feature */
        nn_tabular_free(&r);
    }
    d.group_min = 0;                                     /* 50 */
    CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
    CHECK_STR(e.msg, "csv: groups of column 'r' and others: expected at least two of 50 rows, got 0 of 5 values");
    d.group_min = 1;
    d.where = where;
    d.n_where = 2;
    CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);      /* 3 to 9 of x, less NA and c */
    CHECK_INT(r.x.shape[0], 6);
    CHECK_INT(r.n_groups, 4);
    CHECK_STR(r.step[1].what, "rows under the conditions");
    CHECK_INT(r.step[1].rows, 6);
    CHECK_INT(nn_i64(&r.row)[0], 2);
    nn_tabular_free(&r);
    where[0].value = "11";
    CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
    CHECK_STR(e.msg, "csv: no row is left under the condition on column 'x' ('11')");
    where[0].column = "s";
    CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
    CHECK_STR(e.msg, "csv: record 1: column 's': expected a number, got 'm'");
    where[0].column = "q";
    CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
    CHECK(strstr(e.msg, "expected a column 'q'") != NULL);
    d.n_where = 0;
    d.label = "s"; d.label_value = "w";
    CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_ARG);
    CHECK_STR(e.msg, "csv: column 's' is the label and cannot be the group too");
    nn_table_free(&tab);
}
/* more than 16 combinations: the 15 commonest and the others */
static void tabular_many_groups(void)
{
    static const char *const cross[1] = { "g" };
    char text[4096] = "g,x,y\n";
    nn_csv_desc c = NN_ZERO;
    nn_table tab = NN_ZERO;
    nn_tabular_desc d = NN_ZERO;
    nn_tabular r = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, k, rows = 0;
    for (i = 0; i < 20; i++)
        for (k = 0; k < 2 + i % 3; k++, rows++)
            (void)snprintf(text + strlen(text), 32, "v%02zu,%zu,%zu\n", i, i, k % 2);
    c.all_text = 1;
    CHECK_OK(nn_csv_parse(&tab, text, strlen(text), &c, NULL, &e), e);
    d.label = "y"; d.label_value = "1";
    d.group_columns = cross;
    d.n_group_columns = 1;
    d.group_min = 1;
    CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
    CHECK_INT(r.n_groups, 16);
    CHECK_STR(r.groups[15], "other");
    CHECK_STR(r.groups[0], "g = v00");                   /* two rows: the last five of these go */
    for (i = 0, k = 0; i < rows; i++) k += nn_i64(&r.z)[i] == 15;
    CHECK_INT(k, 10);
    nn_tabular_free(&r);
    nn_table_free(&tab);
}
/* every test of a cell, against the same column by hand; numbers with a decimal comma */
static void tabular_tests(void)
{
    static const struct { nn_tabular_test test; const char *value, *text; int want[8]; } t[] = {
        { NN_TABULAR_EQUAL, "2", "v = 2", { 0, 1, 1, 0, 0, 0, 0, 0 } },
        { NN_TABULAR_ANY, "-1|3", "v = -1|3", { 0, 0, 0, 1, 1, 0, 0, 0 } },
        { NN_TABULAR_ANY, "1e1", "v = 1e1", { 0, 0, 0, 0, 0, 0, 1, 0 } },
        { NN_TABULAR_AT_LEAST, "2", "v >= 2", { 0, 1, 1, 1, 0, 0, 1, 0 } },
        { NN_TABULAR_ABOVE, "2", "v > 2", { 0, 0, 0, 1, 0, 0, 1, 0 } },
        { NN_TABULAR_AT_MOST, "2", "v <= 2", { 1, 1, 1, 0, 1, 1, 0, 1 } },
        { NN_TABULAR_BELOW, "2", "v < 2", { 1, 0, 0, 0, 1, 1, 0, 1 } },
        { NN_TABULAR_BETWEEN, "-1..1.5", "v = -1..1.5", { 1, 0, 0, 0, 1, 1, 0, 1 } } };
    static const char point[] = "v,x,g\n1.5,1,a\n2,2,b\n2.0,3,a\n3,4,b\n-1,5,a\n0,6,b\n10,7,a\n.5,8,b\n,9,a\n";
    static const char comma[] = "v;x;g\n1,5;1,5;a\n2;2;b\n2,0;3;a\n3;4;b\n-1;5;a\n0;6;b\n10;7;a\n,5;8;b\n;9;a\n";
    size_t i, k, pass;
    nn_error e = NN_ZERO;
    for (pass = 0; pass < 2; pass++) {
        nn_csv_desc c = NN_ZERO;
        nn_table tab = NN_ZERO;
        nn_tabular_desc d = NN_ZERO;
        nn_tabular r = NN_ZERO;
        c.all_text = 1;
        c.delim = pass ? ';' : ',';
        CHECK_OK(nn_csv_parse(&tab, pass ? comma : point, (pass ? sizeof comma : sizeof point) - 1, &c, NULL, &e), e);
        d.decimal_comma = (int)pass;
        for (k = 0; k < sizeof t / sizeof t[0]; k++) {
            d.label = "v"; d.label_value = t[k].value; d.label_test = t[k].test;
            d.group = "g"; d.group_value = "a"; d.group_test = NN_TABULAR_EQUAL;
            CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
            CHECK_STR(r.label, t[k].text);
            CHECK_INT(r.y.shape[0], 8);
            CHECK_NEAR(nn_f64(&r.x)[0], pass ? 1.5 : 1.0, 0);
            for (i = 0; i < 8; i++) CHECK_MSG(nn_i64(&r.y)[i] == t[k].want[i], "%s: row %zu", t[k].text, i);
            nn_tabular_free(&r);
            d.label = "g"; d.label_value = "a"; d.label_test = NN_TABULAR_EQUAL;       /* the same as group */
            d.group = "v"; d.group_value = t[k].value; d.group_test = t[k].test;
            CHECK_OK(nn_tabular_from(&r, &tab, &d, &e), e);
            for (i = 0; i < 8; i++) CHECK_MSG(nn_i64(&r.z)[i] == t[k].want[i], "group %s: row %zu", t[k].text, i);
            nn_tabular_free(&r);
        }
        d.group = "g"; d.group_value = "a"; d.group_test = NN_TABULAR_EQUAL;
        d.label = "v"; d.label_test = NN_TABULAR_ABOVE; d.label_value = "two";
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_ARG);
        CHECK_STR(e.msg, "csv: column 'v': expected a number to compare with, got 'two'");
        d.label_value = "3..1"; d.label_test = NN_TABULAR_BETWEEN;
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_ARG);
        CHECK_STR(e.msg, "csv: column 'v': expected numbers LO..HI, LO first, got '3..1'");
        d.label_value = "11"; d.label_test = NN_TABULAR_ABOVE;
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
        CHECK_STR(e.msg, "csv: column 'v': no row has 'v > 11'");
        d.label = "g"; d.label_value = "1"; d.label_test = NN_TABULAR_BELOW;
        d.group = "v"; d.group_value = "2"; d.group_test = NN_TABULAR_ABOVE;
        CHECK_INT(nn_tabular_from(&r, &tab, &d, &e), NN_E_FORMAT);
        CHECK_STR(e.msg, "csv: record 1: column 'g': expected a number, got 'a'");
        nn_table_free(&tab);
    }
}
static void label_noise(void)
{
    enum { N = 400 };
    int64_t y[N], z[N], a[N], b[N];
    size_t i, flips = 0, in1 = 0, f1 = 0, f0 = 0, same = 0;
    nn_error e = NN_ZERO;
    for (i = 0; i < N; i++) { y[i] = i % 2; z[i] = i % 4 == 0; a[i] = b[i] = y[i]; in1 += z[i] != 0; }
    CHECK_OK(nn_label_noise(a, NULL, N, 0.1, 3, 0, NULL, &e), e);
    for (i = 0; i < N; i++) flips += a[i] != y[i];
    CHECK_INT(flips, 40);
    CHECK_OK(nn_label_noise(b, z, N, 0.1, 3, 0, NULL, &e), e);
    for (i = 0; i < N; i++) if (b[i] != y[i]) { if (z[i]) f1++; else f0++; }
    CHECK_INT(f1, (size_t)(0.15 * (double)in1 + 1e-9));
    CHECK_INT(f0, (size_t)(0.05 * (double)(N - in1) + 1e-9));
    for (i = 0; i < N; i++) b[i] = y[i];
    CHECK_OK(nn_label_noise(b, NULL, N, 0.1, 42, 1, NULL, &e), e);          /* NumPy: np.random.seed(42); choice(400, 40, replace=False) begins 209 280 33 210 93 */
    for (i = 0; i < N; i++) same += b[i] != y[i];
    CHECK_INT(same, 40);
    CHECK(b[209] != y[209] && b[280] != y[280] && b[33] != y[33] && b[210] != y[210] && b[93] != y[93]);
    CHECK_INT(nn_label_noise(b, NULL, N, 1.5, 42, 1, NULL, &e), NN_E_ARG);
}
int main(void)
{
    RUN(compat_suite);
    RUN(default_suite_does_what_it_says);
    RUN(seven_parameters);
    RUN(label_noise);
    RUN(real_tables);
    RUN(tabular_words);
    RUN(tabular_tests);
    RUN(tabular_groups);
    RUN(tabular_many_groups);
    RUN(tabular_text);
    RUN(tabular_memory);
    return test_report();
}
