/* tests/bench/bench.h - timing for the bench programs: one JSON object per line, no dependency.
 *
 *     BENCH("exp", n, bench_call(...))     see bench.c; other areas add bench_NAME.c beside it, `make bench` runs them all
 *
 * Needs _POSIX_C_SOURCE 200809L before the first include, and NN_IMPLEMENTATION with nn_tensor.h before this file.
 * A program takes words as arguments: only benches whose name contains one of them run. */
#ifndef NN_BENCH_H
#define NN_BENCH_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int bench_argc;
static char **bench_argv;
static double bench_peak_gflops;         /* set by bench_peak() */

static double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static int bench_wanted(const char *name)
{
    int i;
    for (i = 1; i < bench_argc; i++) if (strstr(name, bench_argv[i])) return 1;
    return bench_argc < 2;
}
static int bench_cmp(const void *a, const void *b) { double x = *(const double *)a, y = *(const double *)b; return x < y ? -1 : x > y; }
typedef struct bench_time { double median, min; } bench_time;
/* Seconds per call: 11 samples of as many calls as fill about 10 ms each; of calls above 20 ms 5, above 200 ms 3. */
static bench_time bench_run(void (*fn)(void *), void *ctx)
{
    double s[11], t0, t;
    long n = 1, i;
    int k, samples = 11;
    bench_time r;
    fn(ctx);
    for (;;) {
        t0 = bench_now();
        for (i = 0; i < n; i++) fn(ctx);
        t = bench_now() - t0;
        if (t > 0.01 || n > 1000000) break;
        n = t > 0.0005 ? (long)((double)n * 0.012 / t) + 1 : n * 8;
    }
    if (n == 1 && t > 0.02) samples = t > 0.2 ? 3 : 5;
    for (k = 0; k < samples; k++) {
        t0 = bench_now();
        for (i = 0; i < n; i++) fn(ctx);
        s[k] = (bench_now() - t0) / (double)n;
    }
    qsort(s, (size_t)samples, sizeof *s, bench_cmp);
    r.median = s[samples / 2];
    r.min = s[0];
    return r;
}
/* flops 0 = no share. Times in microseconds. */
static void bench_print(const char *name, size_t m, size_t n, size_t k, int threads, bench_time t, double flops)
{
    printf("{\"name\": \"%s\", \"m\": %zu, \"n\": %zu, \"k\": %zu, \"threads\": %d, \"isa\": \"%s\", \"median\": %.4g, \"min\": %.4g, \"unit\": \"us\"",
           name, m, n, k, threads, nn_isa_name(), t.median * 1e6, t.min * 1e6);
    if (flops > 0.0 && bench_peak_gflops > 0.0)
        printf(", \"gflops\": %.4g, \"share_of_peak\": %.3f", flops / t.median * 1e-9, flops / t.median * 1e-9 / (bench_peak_gflops * threads));
    printf("}\n");
    fflush(stdout);
}

/* The machine's own limit for the ISA that runs: independent chains of fma in registers, best of the samples. */
#if defined(NNI_X86)
__attribute__((target("avx512f"))) static void bench_fma_avx512(void *out)
{
    __m512 a[20], x = _mm512_set1_ps(0.999f), y = _mm512_set1_ps(0.001f);
    int i, j;
    for (j = 0; j < 20; j++) a[j] = _mm512_set1_ps((float)j);
    for (i = 0; i < 1000; i++) {
#define S(j) a[j] = _mm512_fmadd_ps(a[j], x, y);
        S(0) S(1) S(2) S(3) S(4) S(5) S(6) S(7) S(8) S(9) S(10) S(11) S(12) S(13) S(14) S(15) S(16) S(17) S(18) S(19)
#undef S
    }
    for (j = 1; j < 20; j++) a[0] = _mm512_add_ps(a[0], a[j]);
    _mm512_storeu_ps((float *)out, a[0]);
}
__attribute__((target("avx2,fma"))) static void bench_fma_avx2(void *out)
{
    __m256 a[12], x = _mm256_set1_ps(0.999f), y = _mm256_set1_ps(0.001f);
    int i, j;
    for (j = 0; j < 12; j++) a[j] = _mm256_set1_ps((float)j);
    for (i = 0; i < 1000; i++) {
#define S(j) a[j] = _mm256_fmadd_ps(a[j], x, y);
        S(0) S(1) S(2) S(3) S(4) S(5) S(6) S(7) S(8) S(9) S(10) S(11)
#undef S
    }
    for (j = 1; j < 12; j++) a[0] = _mm256_add_ps(a[0], a[j]);
    _mm256_storeu_ps((float *)out, a[0]);
}
#elif defined(NNI_NEON)
static void bench_fma_neon(void *out)
{
    float32x4_t a[24], x = vdupq_n_f32(0.999f), y = vdupq_n_f32(0.001f);
    int i, j;
    for (j = 0; j < 24; j++) a[j] = vdupq_n_f32((float)j);
    for (i = 0; i < 1000; i++) for (j = 0; j < 24; j++) a[j] = vfmaq_f32(y, a[j], x);
    for (j = 1; j < 24; j++) a[0] = vaddq_f32(a[0], a[j]);
    vst1q_f32((float *)out, a[0]);
}
#endif
/* the kernel of the path that runs and its flops per call; 0 when there is none */
static inline double bench_peak_kernel(void (**fn)(void *))
{
#if defined(NNI_X86)
    if (strcmp(nn_isa_name(), "avx512") == 0) { *fn = bench_fma_avx512; return 2.0 * 16 * 20 * 1000; }
    if (strcmp(nn_isa_name(), "avx2") == 0)   { *fn = bench_fma_avx2; return 2.0 * 8 * 12 * 1000; }
#elif defined(NNI_NEON)
    if (strcmp(nn_isa_name(), "neon") == 0)   { *fn = bench_fma_neon; return 2.0 * 4 * 24 * 1000; }
#endif
    (void)fn;
    return 0.0;
}
/* GFLOP/s at this moment, nothing printed: the best of 100 short runs, a millisecond in all */
static inline double bench_peak_now(void)
{
    float out[16];
    void (*fn)(void *) = NULL;
    double flops = bench_peak_kernel(&fn), best = 1e9, t;
    int i;
    if (!fn) return 0.0;
    for (i = 0; i < 100; i++) { t = bench_now(); fn(out); fn(out); t = (bench_now() - t) / 2; if (t < best) best = t; }
    return flops / best * 1e-9;
}
static inline void bench_peak(void)
{
    float out[16];
    void (*fn)(void *) = NULL;
    double flops = bench_peak_kernel(&fn);
    bench_time t;
    if (!fn) return;
    t = bench_run(fn, out);
    bench_peak_gflops = flops / t.min * 1e-9;
    printf("{\"name\": \"fma_peak\", \"threads\": 1, \"isa\": \"%s\", \"median\": %.4g, \"min\": %.4g, \"unit\": \"us\", \"gflops\": %.4g}\n", nn_isa_name(), t.median * 1e6, t.min * 1e6, bench_peak_gflops);
}
#endif
