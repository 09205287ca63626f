/* tests/bench/bench_train.c - training's speed: one epoch of `uniform` and `tapered`, a step of small nets, populations
 *     build/bench_train [WORD [ROWS [REPS]]]          only what contains the word
 *     build/bench_train one ROWS REPS BATCH THREADS [tapered]   one kind of epoch, after one to warm up
 *     build/bench_train population REPS THREADS                 64 models of 100-8-8-8-1, batch 32: models/s
 * `make bench` gives its words: train runs everything, on 2,000 rows. */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../../nn_train.h"
#include "bench.h"

static void die(const char *what, const nn_error *e) { fprintf(stderr, "bench_train: %s: %s\n", what, e->msg); exit(1); }
/* VmHWM: unlike getrusage's figure it does not inherit what the process was before exec */
static long peak_kib(void)
{
    char l[128];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(l, sizeof l, f)) if (strncmp(l, "VmHWM:", 6) == 0) kib = strtol(l + 6, NULL, 10);
    if (f) fclose(f);
    return kib;
}
static double peak;                          /* of one core, measured beside the first line */
static void line(const char *name, const char *size, size_t batch, int threads, double *s, int n, double scale, const char *unit, double flop)
{
    if (peak <= 0.0) peak = bench_peak_now();
    qsort(s, (size_t)n, sizeof *s, bench_cmp);
    printf("{\"name\":\"%s\",\"size\":\"%s\",\"batch\":%zu,\"threads\":%d,\"isa\":\"%s\",\"median\":%.4g,\"min\":%.4g,\"unit\":\"%s\",\"gflops\":%.4g,\"share_of_peak\":%.3f}\n", name, size, batch, threads, nn_isa_name(),
           s[n / 2] * scale, s[0] * scale, unit, flop / s[0] * 1e-9, peak > 0 ? flop / s[0] * 1e-9 / (peak * threads) : 0.0);
    fflush(stdout);
}
/* one epoch of n rows */
static void epoch(const char *name, nn_mlp_arch arch, size_t n, size_t batch, int threads, int reps)
{
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    nn_train_set s = NN_ZERO;
    nn_train_desc d = NN_ZERO;
    nn_trainer *t = NULL;
    nn_rng r = nn_rng_make(1, NN_STREAM_USER, 0);
    float *x = (float *)malloc(n * 512 * sizeof *x);
    int64_t *y = (int64_t *)malloc(n * sizeof *y);
    double sec[32], flop = 0;
    size_t i;
    int k;
    for (i = 0; i < n * 512; i++) x[i] = nn_rng_f32(&r) * 2 - 1;
    for (i = 0; i < n; i++) y[i] = (int64_t)(i % 10);
    md.n_in = 512; md.n_out = 10; md.arch = arch;
    if (nn_mlp_create(&m, &md, &e) != NN_OK) die(name, &e);
    s.x = x; s.labels = y; s.n = n;
    d.epochs = 100; d.batch_size = batch; d.threads = threads;
    if (nn_trainer_create(&t, m, &s, NULL, &d, &e) != NN_OK) die(name, &e);
    for (i = 0; i < m->n_layers; i++) flop += 2.0 * (double)n * (double)(m->layers[i].n_in * m->layers[i].n_out) * (i ? 3 : 2);
    if (nn_trainer_epoch(t, NULL, &e) != NN_OK) die(name, &e);          /* warm-up */
    for (k = 0; k < reps; k++) {
        double t0 = bench_now();
        if (nn_trainer_epoch(t, NULL, &e) != NN_OK) die(name, &e);
        sec[k] = bench_now() - t0;
    }
    line(name, arch == NN_ARCH_UNIFORM ? "uniform" : "tapered", batch, threads, sec, reps, 8000.0 / (double)n, "s/8000 rows", flop);
    nn_trainer_destroy(t);
    nn_mlp_destroy(m);
    free(x);
    free(y);
}
/* steps of a small net, batches gathered from a shuffled set; tokens: n_in = 7 x 7 one-hot */
static void small(const char *name, const char *size, size_t n_in, const size_t *hidden, size_t depth, size_t batch, int tokens)
{
    enum { N = 2048 };
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    nn_train_set s = NN_ZERO;
    nn_train_desc d = NN_ZERO;
    nn_trainer *t = NULL;
    nn_rng r = nn_rng_make(1, NN_STREAM_USER, 0);
    float *x = (float *)malloc(N * n_in * sizeof *x);
    int32_t *tok = (int32_t *)malloc(N * 7 * sizeof *tok);
    int64_t *y = (int64_t *)malloc(N * sizeof *y);
    double sec[64], flop = 0;
    size_t i;
    int k;
    for (i = 0; i < N * n_in; i++) x[i] = nn_rng_f32(&r) * 2 - 1;
    for (i = 0; i < N * 7; i++) tok[i] = (int32_t)nn_rng_below(&r, 7);
    for (i = 0; i < N; i++) y[i] = (int64_t)(i % 2);
    md.n_in = n_in; md.n_out = 1; md.hidden = hidden; md.n_hidden = depth; md.names = NN_NAMES_NETWORK;
    if (nn_mlp_create(&m, &md, &e) != NN_OK) die(name, &e);
    if (tokens) { s.tokens = tok; s.length = 7; s.vocab = 7; } else s.x = x;
    s.labels = y; s.n = N;
    d.epochs = 100; d.batch_size = batch; d.threads = 1; d.loss.kind = NN_LOSS_BCE;
    if (nn_trainer_create(&t, m, &s, NULL, &d, &e) != NN_OK) die(name, &e);
    for (i = 0; i < m->n_layers; i++) flop += 2.0 * (double)batch * (double)(m->layers[i].n_in * m->layers[i].n_out) * (i ? 3 : 2);
    for (k = 0; k < 40; k++) {
        double t0 = bench_now();
        if (nn_trainer_epoch(t, NULL, &e) != NN_OK) die(name, &e);
        sec[k] = (bench_now() - t0) / (double)((N + batch - 1) / batch);
    }
    line(name, size, batch, 1, sec, 40, 1e6, "us/step", flop);
    nn_trainer_destroy(t);
    nn_mlp_destroy(m);
    free(x); free(tok); free(y);
}
/* 64 models of 100-8-8-8-1, each with its own initial weights and order, 4 epochs of one set of 2,048 rows, batch 32; creating and freeing them included */
static void population(int threads, int reps)
{
    enum { M = 64, N = 2048, EPOCHS = 4 };
    static const size_t hidden[] = { 8, 8, 8 };
    static nn_train_desc d[M];
    nn_rng r = nn_rng_make(1, NN_STREAM_USER, 0);
    float *x = (float *)malloc(N * 100 * sizeof *x);
    int64_t *y = (int64_t *)malloc(N * sizeof *y);
    nn_train_set s = NN_ZERO;
    nn_error e = NN_ZERO;
    double sec[32];
    size_t i;
    int k;
    for (i = 0; i < N * 100; i++) x[i] = nn_rng_f32(&r) * 2 - 1;
    for (i = 0; i < N; i++) y[i] = (int64_t)(i % 2);
    s.x = x; s.labels = y; s.n = N;
    for (k = 0; k < reps; k++) {
        nn_mlp *m[M] = { NULL };
        double t0 = bench_now();
        for (i = 0; i < M; i++) {
            nn_mlp_desc md = NN_ZERO;
            md.n_in = 100; md.n_out = 1; md.hidden = hidden; md.n_hidden = 3; md.names = NN_NAMES_NETWORK; md.seed = i + 1;
            if (nn_mlp_create(&m[i], &md, &e) != NN_OK) die("population", &e);
            d[i].epochs = EPOCHS; d[i].batch_size = 32; d[i].loss.kind = NN_LOSS_BCE; d[i].seed = i + 1;
        }
        if (nn_train_population(m, M, &s, 0, NULL, 0, d, 1, NULL, NULL, threads, &e) != NN_OK) die("population", &e);
        sec[k] = bench_now() - t0;
        for (i = 0; i < M; i++) nn_mlp_destroy(m[i]);
    }
    qsort(sec, (size_t)reps, sizeof *sec, bench_cmp);
    printf("{\"name\":\"train.population\",\"size\":\"64 x 100-8-8-8-1\",\"batch\":32,\"threads\":%d,\"isa\":\"%s\",\"median\":%.4g,\"min\":%.4g,\"unit\":\"us/model-step\",\"models_per_s\":%.4g,"
           "\"epochs\":%d}\n", threads, nn_isa_name(), sec[reps / 2] / (M * EPOCHS * N / 32) * 1e6, sec[0] / (M * EPOCHS * N / 32) * 1e6, M / sec[reps / 2], EPOCHS);
    fflush(stdout);
    free(x);
    free(y);
}
/* one answer, a row at a time (M = 1), of a whole model: nn_mlp_predict and the packed handle, microseconds per row */
static void infer(const char *size, size_t n_in, size_t n_out, const size_t *hidden, size_t depth, nn_mlp_arch arch)
{
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    nn_mlp_packed *p = NULL;
    nn_error e = NN_ZERO;
    float x[1024], y[1024];
    double sec[64], flop = 0;
    size_t i, calls;
    int k, way;
    for (i = 0; i < 1024; i++) x[i] = (float)(i % 19) * 0.1f - 0.9f;
    md.n_in = n_in; md.n_out = n_out; md.hidden = hidden; md.n_hidden = depth; md.arch = arch;
    if (nn_mlp_create(&m, &md, &e) != NN_OK || nn_mlp_pack(&p, m, NULL, &e) != NN_OK) die("infer", &e);
    for (i = 0; i < m->n_layers; i++) flop += 2.0 * (double)(m->layers[i].n_in * m->layers[i].n_out);
    calls = (size_t)(2e7 / flop) + 1;
    for (way = 0; way < 2; way++) {
        for (k = 0; k < 40; k++) {
            double t0 = bench_now();
            for (i = 0; i < calls; i++)
                if ((way ? nn_mlp_packed_predict(p, y, nn_mlp_dense(x, 0), 1, &e) : nn_mlp_predict(m, y, nn_mlp_dense(x, 0), 1, 1, &e)) != NN_OK) die("infer", &e);
            sec[k] = (bench_now() - t0) / (double)calls;
        }
        line(way ? "infer.packed" : "infer.plain", size, 1, 1, sec, 40, 1e6, "us/row", flop);
    }
    nn_mlp_packed_free(p);
    nn_mlp_destroy(m);
}
int main(int argc, char **argv)
{
    static const size_t subject[] = { 32, 32, 32, 32, 32, 32, 32 }, tiny[] = { 8, 8, 8 };
    const char *word = argc > 1 ? argv[1] : "train";
    size_t rows = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 2000;
    int reps = argc > 3 ? atoi(argv[3]) : 3;
    if (strstr("train.tiny", word)) small("train.tiny", "100-8-8-8-1", 100, tiny, 3, 32, 0);
    if (strstr("train.subject", word)) {
        small("train.subject", "7-32x7-1", 7, subject, 7, 128, 0);
        small("train.subject", "7x7 one-hot-32x7-1", 49, subject, 7, 128, 1);
    }
    if (strstr("infer.packed", word) || strcmp(word, "train") == 0) {
        infer("64x64", 64, 64, NULL, 0, NN_ARCH_DEFAULT);
        infer("256x256", 256, 256, NULL, 0, NN_ARCH_DEFAULT);
        infer("512x512", 512, 512, NULL, 0, NN_ARCH_DEFAULT);
        infer("1024x1024", 1024, 1024, NULL, 0, NN_ARCH_DEFAULT);
        infer("100-8-8-8-1", 100, 1, tiny, 3, NN_ARCH_DEFAULT);
        infer("7-32x7-1", 7, 1, subject, 7, NN_ARCH_DEFAULT);
        infer("uniform", 512, 10, NULL, 0, NN_ARCH_UNIFORM);
    }
    if (strstr("train.epoch", word)) {
        epoch("train.epoch", NN_ARCH_UNIFORM, rows, 32, 1, reps);
        epoch("train.epoch", NN_ARCH_UNIFORM, rows, 32, 2, reps);
        epoch("train.epoch", NN_ARCH_TAPERED, rows, 32, 1, reps);
        epoch("train.epoch", NN_ARCH_TAPERED, rows, 32, 2, reps);
    }
    if (strcmp(word, "population") != 0 && strstr("train.population", word)) { population(1, 5); population(2, 5); }
    if (strcmp(word, "population") == 0) population(argc > 3 ? atoi(argv[3]) : 1, argc > 2 ? atoi(argv[2]) : 3);
    if (strstr("train.batches", word)) {
        static const size_t b[] = { 1, 8, 128, 256 };
        size_t i;
        for (i = 0; i < 4; i++) { epoch("train.epoch", NN_ARCH_UNIFORM, rows / (b[i] == 1 ? 8 : 1), b[i], 1, reps); epoch("train.epoch", NN_ARCH_UNIFORM, rows / (b[i] == 1 ? 8 : 1), b[i], 2, reps); }
    }
    if (strcmp(word, "one") == 0)                    /* one ROWS REPS BATCH THREADS */
        epoch("train.epoch", argc > 6 ? NN_ARCH_TAPERED : NN_ARCH_UNIFORM, rows, argc > 4 ? (size_t)strtoul(argv[4], NULL, 10) : 32, argc > 5 ? atoi(argv[5]) : 1, reps);
    fprintf(stderr, "peak memory %ld KiB\n", peak_kib());
    return 0;
}
