/* tests/bench/bench_data.c - generators, splits, scalers; every format there and back; the programs end to end (what `make` left in build/)
 *     build/bench_data [WORD...]    only what contains a word: gen, fmt, program, or a name
 * m, n: rows and columns, or bytes of the file. Files go to build/bench_data.tmp, unsynced. */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../../nn_data.h"
#include <unistd.h>
#include "bench.h"

#define DIR "build/bench_data.tmp"
static nn_tensor X, Y, image, out;
static nn_dict dict;
static nn_buf text, yaml, png, packed, unpacked;
static nn_json *root;
static nn_arena arena;
static nn_file_opts opts;
static nn_error e;
static int threads, stable, level;
static double *normals;
static int64_t *order;
static const char *command;
enum { ROWS = 2000, COLS = 512, NORMALS = 1000000 };

static void ok(nn_status s) { if (s != NN_OK) { fprintf(stderr, "bench_data: %s\n", e.msg); exit(1); } }
static void classification(void *v)
{
    nn_classification_desc d = nn_classification_desc_default();
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    (void)v;
    d.n_samples = 10000; d.n_features = 512; d.n_informative = 50; d.n_classes = 10; d.random_state = 42; d.threads = threads; d.stable = stable;
    ok(nn_classification_make(&x, &y, NULL, &d, &e));
    nn_tensor_free(&x);
    nn_tensor_free(&y);
}
static void philox_normals(void *v) { nn_rng r = nn_rng_make(1, NN_STREAM_USER, 0); (void)v; nn_rng_normals(&r, normals, NORMALS); }
static void mt_normals(void *v)     { nn_mt s; (void)v; nn_mt_seed(&s, 42); nn_mt_normals(&s, normals, NORMALS); }
static void mt_uniforms(void *v)    { nn_mt s; (void)v; nn_mt_seed(&s, 42); nn_mt_rands(&s, normals, NORMALS); }
static void pcg_normals(void *v)    { nn_pcg s; size_t i; (void)v; nn_pcg_seed(&s, 42); for (i = 0; i < NORMALS; i++) normals[i] = nn_pcg_normal(&s); }
static void permutation(void *v)    { nn_mt s; (void)v; nn_mt_seed(&s, 42); nn_mt_permutation(&s, order, NORMALS); }
static void split(void *v)
{
    nn_split_desc d = NN_ZERO;
    nn_tensor a = NN_ZERO, b = NN_ZERO;
    (void)v;
    d.stratify = &Y; d.test_size = 0.2; d.random_state = 42;
    ok(nn_train_test_split(&a, &b, ROWS, &d, &e));
    nn_tensor_free(&a);
    nn_tensor_free(&b);
}
static void scaler(void *v)
{
    nn_scaler s = NN_ZERO;
    (void)v;
    ok(nn_scaler_fit(&s, &X, &e));
    nn_scaler_free(&s);
}
static void csv_write(void *v)  { (void)v; ok(nn_csv_write_xy(DIR "/x.csv", &X, &Y, NULL, NULL, NULL, &opts, &e)); }
static void csv_read(void *v)   { nn_xy m = NN_ZERO; nn_xy_desc d = NN_ZERO; (void)v; d.dtype = NN_F64; ok(nn_csv_read_xy(&m, DIR "/x.csv", &d, NULL, &e)); nn_xy_free(&m); }
static void json_parse(void *v) { nn_arena a = NN_ZERO; nn_json *r; (void)v; ok(nn_json_parse(&r, &a, (const char *)text.data, text.len, NULL, NULL, &e)); nn_arena_free(&a); }
static void json_write(void *v) { nn_buf b = NN_ZERO; nn_json_writer w = NN_ZERO; (void)v; w.buf = &b; nn_json_value(&w, root); ok(nn_json_finish(&w, &e)); nn_buf_free(&b); }
static void yaml_parse(void *v) { nn_arena a = NN_ZERO; nn_json *r; (void)v; ok(nn_yaml_parse(&r, &a, (const char *)yaml.data, yaml.len, NULL, NULL, &e)); nn_arena_free(&a); }
static void yaml_write(void *v) { nn_buf b = NN_ZERO; (void)v; ok(nn_yaml_write(&b, root, &e)); nn_buf_free(&b); }
static void npy_write(void *v)  { (void)v; ok(nn_npy_write(DIR "/x.npy", &X, &opts, &e)); }
static void npy_read(void *v)   { (void)v; ok(nn_npy_read(&out, DIR "/x.npy", NULL, &e)); nn_tensor_free(&out); }
static void npz_write(void *v)  { (void)v; ok(nn_npz_write(DIR "/x.npz", &dict, level, &opts, &e)); }
static void npz_read(void *v)   { nn_dict d = NN_ZERO; (void)v; ok(nn_npz_read(&d, DIR "/x.npz", NULL, &e)); nn_dict_free(&d); }
static void pth_write(void *v)  { (void)v; ok(nn_pth_write(DIR "/x.pth", &dict, NULL, &e)); }
static void pth_read(void *v)   { nn_dict d = NN_ZERO; (void)v; ok(nn_pth_read(&d, DIR "/x.pth", NULL, &e)); nn_dict_free(&d); }
static void st_write(void *v)   { (void)v; ok(nn_safetensors_write(DIR "/x.safetensors", &dict, NULL, &opts, &e)); }
static void st_read(void *v)    { nn_dict d = NN_ZERO; (void)v; ok(nn_safetensors_read(&d, NULL, DIR "/x.safetensors", NULL, &e)); nn_dict_free(&d); }
static void png_encode(void *v) { (void)v; nn_buf_free(&png); ok(nn_png_encode(&png, &image, 6, &e)); }
static void png_decode(void *v) { (void)v; ok(nn_png_decode(&out, png.data, png.len, NULL, &e)); nn_tensor_free(&out); }
static void events(void *v)
{
    nn_events *ev;
    int i;
    (void)v;
    (void)remove(DIR "/events.out.tfevents.1.bench");
    ok(nn_events_open(&ev, DIR "/events.out.tfevents.1.bench", 1.0, &opts, &e));
    for (i = 0; i < 1000; i++) ok(nn_events_scalar(ev, "loss", 1.0 / (i + 1), i, 1.0, &e));
    ok(nn_events_close(ev, &e));
}
static void events_read(void *v) { (void)v; ok(nn_events_read(DIR "/events.out.tfevents.1.bench", NULL, NULL, NULL, &e)); }
static void jsonl_read(void *v)
{
    nn_jsonl *r;
    nn_json *line;
    (void)v;
    ok(nn_jsonl_open(&r, DIR "/x.jsonl", NULL, NULL, &e));
    do ok(nn_jsonl_next(r, &line, &e)); while (line);
    nn_jsonl_close(r);
}
static void idx_write(void *v) { (void)v; ok(nn_idx_write(DIR "/x.idx", &image, &opts, &e)); }
static void idx_read(void *v)  { (void)v; ok(nn_idx_read(&out, DIR "/x.idx", NULL, &e)); nn_tensor_free(&out); }
static void deflate6(void *v)  { (void)v; packed.len = 0; ok(nn_deflate(&packed, text.data, text.len, NN_DEFLATE_GZIP, 6, &e)); }
static void inflate(void *v)   { (void)v; unpacked.len = 0; ok(nn_inflate(&unpacked, packed.data, packed.len, NN_DEFLATE_GZIP, 0, NULL, &e)); }
static void program(void *v) { (void)v; if (system(command) != 0) { fprintf(stderr, "bench_data: failed: %s\n", command); exit(1); } }
static void run(const char *kind, const char *name, void (*fn)(void *), size_t m, size_t n)
{
    char full[80];
    (void)snprintf(full, sizeof full, "%s.%s", kind, name);
    if (bench_wanted(full)) bench_print(full, m, n, 0, threads, bench_run(fn, NULL), 0.0);
}
/* every program at one thread; the folders are theirs */
static void programs(void)
{
    static const char *const work[][3] = {
        { "artificial_data", "artificial_data_generate", "generate --no-truth --out " DIR "/a" },
        { "artificial_data", "artificial_data_train_2_epochs", "train --train " DIR "/a/dataset1_train.csv --arch tapered --epochs 2 --out " DIR "/t" },
        { "interpreter_data", "interpreter_data_5_records", "run-data-gen --preset v0.1 --length 5 --no-tensorboard.enabled --out " DIR "/i" },
        { "probe_data", "probe_data_synthesize_20", "synthesize --sentences 20 --layers 12 --dim 128 --features 512 --out " DIR "/p" },
        { "probe_data", "probe_data_hidden_to_concept", "--strategy hidden-to-concept --input " DIR "/p --layers 0-11 --each-layer --output " DIR "/q.npz" },
        { "fair_tasks", "fair_tasks_generate_20", "generate --n-tasks 20 --out " DIR "/f" },
        { "fair_tasks", "fair_tasks_meta_train_20", "meta-train --tasks " DIR "/f --train 16 --val 4 --iterations 20 --seeds 1 --out " DIR "/m" } };
    size_t i;
    for (i = 0; i < sizeof work / sizeof *work; i++) {
        char line[400], full[80];
        (void)snprintf(full, sizeof full, "build/%s", work[i][0]);
        if (access(full, X_OK) != 0) { fprintf(stderr, "bench_data: %s is not built\n", full); continue; }
        (void)snprintf(line, sizeof line, "build/%s %s --threads 1 --overwrite --quiet >/dev/null", work[i][0], work[i][2]);
        command = line;
        run("program", work[i][1], program, 0, 0);
    }
}
int main(int argc, char **argv)
{
    size_t shape[3] = { ROWS, COLS, 3 }, i;
    nn_rng r = nn_rng_make(1, NN_STREAM_USER, 0);
    bench_argc = argc;
    bench_argv = argv;
    threads = 1;
    opts.no_sync = 1;
    if (system("rm -rf " DIR " && mkdir -p " DIR) != 0) return 1;
    normals = (double *)malloc(NORMALS * sizeof *normals);
    order = (int64_t *)malloc(NORMALS * sizeof *order);
    if (!normals || !order) return 1;
    memset(normals, 0, NORMALS * sizeof *normals);
    for (stable = 0; stable < 2; stable++) for (threads = 1; threads <= nn_thread_count(2); threads++) run("gen", stable ? "make_classification_stable" : "make_classification", classification, 10000, 512);
    threads = 1;
    run("gen", "philox_normals", philox_normals, NORMALS, 1);
    run("gen", "mt_normals", mt_normals, NORMALS, 1);
    run("gen", "mt_uniforms", mt_uniforms, NORMALS, 1);
    run("gen", "pcg_normals", pcg_normals, NORMALS, 1);
    run("gen", "mt_permutation", permutation, NORMALS, 1);
    ok(nn_tensor_raw(&X, NN_F64, 0, 2, shape, NULL, &e));
    ok(nn_tensor_raw(&Y, NN_I64, 0, 1, shape, NULL, &e));
    nn_rng_normals(&r, nn_f64(&X), ROWS * COLS);
    for (i = 0; i < ROWS; i++) nn_i64(&Y)[i] = (int64_t)(i % 10);
    run("gen", "stratified_split", split, ROWS, 1);
    run("gen", "scaler_fit", scaler, ROWS, COLS);
    {
        nn_tensor t = NN_ZERO;
        nn_json_writer w = NN_ZERO;
        size_t j, px[3] = { 256, 256, 3 };
        ok(nn_tensor_convert(&t, &X, NN_F32, NULL, &e));
        ok(nn_dict_put(&dict, "layers.0.0.weight", &t, &e));
        w.buf = &text;
        nn_json_begin_object(&w);
        for (i = 0; i < 500; i++) {
            char key[16];
            (void)snprintf(key, sizeof key, "row%zu", i);
            nn_json_key(&w, key);
            nn_json_begin_array(&w);
            for (j = 0; j < 32; j++) nn_json_f64(&w, nn_f64(&X)[i * COLS + j]);
            nn_json_end(&w);
        }
        nn_json_end(&w);
        ok(nn_json_finish(&w, &e));
        ok(nn_json_parse(&root, &arena, (const char *)text.data, text.len, NULL, NULL, &e));
        ok(nn_yaml_write(&yaml, root, &e));
        ok(nn_tensor_raw(&image, NN_U8, 0, 3, px, NULL, &e));
        for (i = 0; i < 256 * 256 * 3; i++) nn_u8(&image)[i] = (uint8_t)(i / 768 + i % 7);
        ok(nn_png_encode(&png, &image, 6, &e));
    }
    {
        nn_buf lines = NN_ZERO;                              /* the array's 500 rows, a line each */
        for (i = 0; i < 500; i++) {
            nn_json_writer w = NN_ZERO;
            size_t j;
            w.buf = &lines;
            nn_json_begin_array(&w);
            for (j = 0; j < 32; j++) nn_json_f64(&w, nn_f64(&X)[i * COLS + j]);
            nn_json_end(&w);
            ok(nn_json_finish(&w, &e));
            ok(nn_buf_put(&lines, "\n", 1, &e));
        }
        ok(nn_file_write(DIR "/x.jsonl", lines.data, lines.len, &opts, &e));
        nn_buf_free(&lines);
    }
    deflate6(NULL);
    events(NULL);
    idx_write(NULL);
    csv_write(NULL);
    npy_write(NULL);
    npz_write(NULL);
    pth_write(NULL);
    st_write(NULL);
    run("fmt", "csv_write", csv_write, ROWS, COLS + 1);
    run("fmt", "csv_read", csv_read, ROWS, COLS + 1);
    run("fmt", "json_write", json_write, text.len, 1);
    run("fmt", "json_parse", json_parse, text.len, 1);
    run("fmt", "jsonl_read", jsonl_read, 500, 32);
    run("fmt", "deflate_6", deflate6, text.len, 1);
    run("fmt", "inflate", inflate, text.len, 1);
    run("fmt", "yaml_write", yaml_write, yaml.len, 1);
    run("fmt", "yaml_parse", yaml_parse, yaml.len, 1);
    run("fmt", "npy_write", npy_write, ROWS, COLS);
    run("fmt", "npy_read", npy_read, ROWS, COLS);
    run("fmt", "npz_stored_write", npz_write, ROWS, COLS);
    run("fmt", "npz_stored_read", npz_read, ROWS, COLS);
    level = 6;
    npz_write(NULL);
    run("fmt", "npz_deflated_write", npz_write, ROWS, COLS);
    run("fmt", "npz_deflated_read", npz_read, ROWS, COLS);
    run("fmt", "pth_write", pth_write, ROWS, COLS);
    run("fmt", "pth_read", pth_read, ROWS, COLS);
    run("fmt", "safetensors_write", st_write, ROWS, COLS);
    run("fmt", "safetensors_read", st_read, ROWS, COLS);
    run("fmt", "png_encode", png_encode, 256, 256);
    run("fmt", "png_decode", png_decode, 256, 256);
    run("fmt", "idx_write", idx_write, 256, 256);
    run("fmt", "idx_read", idx_read, 256, 256);
    run("fmt", "events_1000_scalars", events, 1000, 1);
    run("fmt", "events_read", events_read, 1000, 1);
    programs();
    (void)system("rm -rf " DIR);
    nn_tensor_free(&X);
    nn_tensor_free(&Y);
    nn_tensor_free(&image);
    nn_dict_free(&dict);
    nn_buf_free(&text);
    nn_buf_free(&yaml);
    nn_buf_free(&png);
    nn_buf_free(&packed);
    nn_buf_free(&unpacked);
    nn_arena_free(&arena);
    free(normals);
    free(order);
    return 0;
}
