/* tests/bench/bench_threads.c - from which size two threads beat one: the constants NNI_GEMM_PARALLEL and NNI_MAML_PARALLEL, and whether folds need one.
 *     build/bench_threads [WORD...]     only what contains a word: threads.gemm_nt, threads.large (1024^3), threads.maml, threads.folds, threads.epoch
 * Here both constants are off, so two threads are always two. One call with one thread and one with two, in turn; "ratio" = one / two of the best times (above 1: two win),
 * "rested" the same when the team slept 2 ms before the call and must be woken. `work` is what the constant counts: multiply-adds, or rows x parameters. Where cores
 * are shared, OMP_PROC_BIND=true keeps the two threads on two of them. */
#define _POSIX_C_SOURCE 200809L
#define NNI_GEMM_PARALLEL 0.0
#define NNI_MAML_PARALLEL 0.0
#define NN_IMPLEMENTATION
#include "../../nn_train.h"
#include "bench.h"

static void line(const char *name, size_t m, size_t n, size_t k, double work, void (*fn)(int threads))
{
    static double s[4][2000];
    struct timespec nap = { 0, 2000000 };
    double t0, used = 0.0;
    int i, way, calls, rounds[2] = { 0, 0 };
    if (!bench_wanted(name)) return;
    t0 = bench_now();
    for (i = 0; i < 3; i++) { fn(1); fn(2); if (bench_now() - t0 > 0.01) break; }
    calls = bench_now() - t0 > 0.01 ? 0 : 3;
    for (way = 0; way < 2; way++, used = 0.0)                        /* warm, rested */
        for (i = 0; i < 2000 && (i < 5 || used < (way ? 0.06 : 0.12)); i++, rounds[way] = i) {
            int th, j;
            for (th = 0; th < 2; th++) {
                if (way) (void)nanosleep(&nap, NULL);
                else for (j = 0; j < calls; j++) fn(th + 1);             /* the caches and the team as they are in a loop of such calls */
                t0 = bench_now();
                fn(th + 1);
                used += s[2 * way + th][i] = bench_now() - t0;
                used += way ? 5e-4 : 0.0;
            }
        }
    for (i = 0; i < 4; i++) qsort(s[i], (size_t)rounds[i / 2], sizeof **s, bench_cmp);
    printf("{\"name\": \"%s\", \"m\": %zu, \"n\": %zu, \"k\": %zu, \"threads\": 2, \"isa\": \"%s\", \"work\": %.3g, \"one_median\": %.4g, \"one_min\": %.4g, \"median\": %.4g, \"min\": %.4g, \"unit\": \"us\", "
           "\"ratio\": %.3f, \"ratio_median\": %.3f, \"rested\": %.3f, \"rested_median\": %.3f}\n", name, m, n, k, nn_isa_name(), work, s[0][rounds[0] / 2] * 1e6, s[0][0] * 1e6, s[1][rounds[0] / 2] * 1e6, s[1][0] * 1e6,
           s[0][0] / s[1][0], s[0][rounds[0] / 2] / s[1][rounds[0] / 2], s[2][0] / s[3][0], s[2][rounds[1] / 2] / s[3][rounds[1] / 2]);
    fflush(stdout);
}
static nn_gemm_desc d;
static void product(int threads) { d.threads = threads; if (nn_gemm(&d, NULL) != NN_OK) exit(1); }
static void gemm(const char *kind, size_t m, size_t n, size_t k)
{
    static float *a, *b, *c, *s;
    const size_t most = (size_t)1 << 20;
    char name[40];
    size_t i;
    if (!a) {
        a = (float *)malloc(most * 4); b = (float *)malloc(most * 4); c = (float *)malloc(most * 4); s = (float *)malloc(4 * most * 4);
        if (!a || !b || !c || !s) exit(1);
        for (i = 0; i < most; i++) { a[i] = (float)(i % 17) * 0.1f; b[i] = (float)(i % 13) * 0.1f; c[i] = 0.0f; }
        memset(s, 0, 4 * most * 4);
    }
    memset(&d, 0, sizeof d);
    d.m = m; d.n = n; d.k = k; d.a = a; d.b = b; d.c = c; d.trans_a = kind[0] == 't'; d.trans_b = kind[1] == 't'; d.scratch = s; d.scratch_bytes = 4 * most * 4;
    (void)snprintf(name, sizeof name, m >= 1024 ? "threads.large_%s" : "threads.gemm_%s", kind);
    line(name, m, n, k, (double)m * (double)n * (double)k, product);
}
/* MAML on sine waves: 1-H-H-1, `tasks` of 10 + 10 rows, 5 steps, exact second order */
static nn_maml_task task[32];
static nn_bilevel_desc bi;
static double theta[2048], grad[2048];
static size_t tasks;
static void maml_call(int threads) { double v; if (nn_maml_grad(&v, grad, theta, task, tasks, &bi, threads, NULL) != NN_OK) exit(1); }
static void maml(size_t width, size_t n)
{
    static double x[20], y[20];
    size_t i;
    memset(&bi, 0, sizeof bi);
    bi.model.n_in = 1; bi.model.n_hidden = 2; bi.model.hidden[0] = bi.model.hidden[1] = width; bi.model.act = NN_ACT_TANH; bi.model.loss = NN_INNER_MSE; bi.steps = 5; bi.lr = 0.01;
    if (nn_inner_init(theta, &bi.model, 1, NULL) != NN_OK) exit(1);
    for (i = 0; i < 20; i++) { x[i] = (double)i * 0.3 - 3.0; y[i] = x[i] > 0 ? 1.0 : -1.0; }
    for (tasks = n, i = 0; i < n; i++) { task[i].support.n = task[i].query.n = 10; task[i].support.x = x; task[i].support.y = y; task[i].query.x = x + 10; task[i].query.y = y + 10; }
    line("threads.maml", n, width, bi.steps, (double)n * (10.0 * 3 * 5 + 10) * (double)nn_inner_count(&bi.model), maml_call);
}
/* five jobs of `spin` dependent fmas: what a fork and join costs, and how small five folds may be */
static size_t spin;
static volatile double sink;
static nn_status fold(size_t i, void *user, nn_error *e)
{
    double v = (double)i;
    size_t k;
    (void)user; (void)e;
    for (k = 0; k < spin; k++) v = v * 0.999 + 0.5;
    sink = v;
    return NN_OK;
}
static void folds(int threads) { (void)nn_population_run(5, fold, NULL, threads, NULL); }
/* one epoch of 512 rows, `uniform` or `tapered`, Adam: the trainer told how many threads, so that it does not look for itself */
static nn_trainer *trainer[2];
static void epoch_call(int threads) { if (nn_trainer_epoch(trainer[threads - 1], NULL, NULL) != NN_OK) exit(1); }
static void epoch(const char *name, nn_mlp_arch arch, size_t batch)
{
    enum { ROWS = 512 };
    static float x[ROWS * 512];
    static int64_t y[ROWS];
    nn_mlp *m[2] = { NULL, NULL };
    nn_mlp_desc md = NN_ZERO;
    nn_train_set s = NN_ZERO;
    nn_train_desc t = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    int k;
    if (!bench_wanted(name)) return;
    for (i = 0; i < ROWS * 512; i++) x[i] = (float)(i * 2654435761u % 1000) * 0.002f - 1.0f;
    for (i = 0; i < ROWS; i++) y[i] = (int64_t)(i % 10);
    md.n_in = 512; md.n_out = 10; md.arch = arch;
    s.x = x; s.labels = y; s.n = ROWS;
    t.epochs = 100000; t.batch_size = batch; t.fixed_threads = 1;
    for (k = 0; k < 2; k++) {
        t.threads = k + 1;
        if (nn_mlp_create(&m[k], &md, &e) != NN_OK || nn_trainer_create(&trainer[k], m[k], &s, NULL, &t, &e) != NN_OK) { fprintf(stderr, "bench_threads: %s\n", e.msg); exit(1); }
    }
    line(name, batch, 512, ROWS, 0.0, epoch_call);
    for (k = 0; k < 2; k++) { nn_trainer_destroy(trainer[k]); nn_mlp_destroy(m[k]); }
}
int main(int argc, char **argv)
{
    static const size_t width[] = { 32, 48, 64, 80, 96, 128, 160, 192, 256, 384, 512 }, square[] = { 32, 48, 64, 80, 96, 128, 192, 256 }, units[] = { 4, 8, 16, 24, 40 }, jobs[] = { 0, 200, 1000, 5000, 20000 };
    size_t i;
    bench_argc = argc;
    bench_argv = argv;
    if (nn_thread_count(0) < 2) { fprintf(stderr, "bench_threads: one core, or no OpenMP: nothing to compare\n"); return 0; }
    for (i = 0; i < 11; i++) { gemm("nn", 32, width[i], width[i]); gemm("nt", 32, width[i], width[i]); gemm("tn", width[i], width[i], 32); }
    for (i = 0; i < 8; i++) { gemm("nn", square[i], square[i], square[i]); gemm("nt", square[i], square[i], square[i]); }
    gemm("nn", 1024, 1024, 1024);
    gemm("nt", 1024, 1024, 1024);
    gemm("tn", 1024, 1024, 1024);
    for (i = 8; i <= 128; i *= 4) { epoch("threads.epoch_uniform", NN_ARCH_UNIFORM, i); epoch("threads.epoch_tapered", NN_ARCH_TAPERED, i); }
    for (i = 0; i < 5; i++) { maml(units[i], 4); maml(units[i], 25); }
    for (i = 0; i < 5; i++) { spin = jobs[i]; line("threads.folds", 5, 1, spin, (double)(5 * spin), folds); }
    return 0;
}
