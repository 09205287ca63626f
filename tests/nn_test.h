/* tests/nn_test.h - the suite's test harness: a few macros, no dependency.
 *
 *     static void adds(void) { CHECK(1 + 1 == 2); }
 *     int main(void) { RUN(adds); return test_report(); }
 *
 * A test function passes when none of its checks fails. CHECK* print file, line and values and go on. SKIP("why") ends
 * the function and counts it as skipped. The last line of every test program, in C, shell or Python, is
 * "N passed, N failed, N skipped"; tests/run.sh adds them up. */
#ifndef NN_TEST_H
#define NN_TEST_H
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int test_n_passed, test_n_failed, test_n_skipped, test_bad, test_skip;
static const char *test_now = "";

#define RUN(fn) do { test_bad = test_skip = 0; test_now = #fn; fn(); \
    if (test_bad) { test_n_failed++; printf("FAIL %s: %d checks failed\n", #fn, test_bad); } \
    else if (test_skip) test_n_skipped++; \
    else test_n_passed++; \
    fflush(stdout); } while (0)
#define SKIP(why) do { printf("skip %s: %s\n", test_now, why); test_skip = 1; return; } while (0)
/* At most 20 failures of one test are printed; all count. NN_TEST_STOP: the first one ends the program (tests/mutants.py). */
#ifdef NN_TEST_STOP
#define TEST_END() exit(1)
#else
#define TEST_END() ((void)0)
#endif
#define TEST_FAIL(...) do { if (test_bad++ < 20) { printf("%s:%d: %s: ", __FILE__, __LINE__, test_now); printf(__VA_ARGS__); printf("\n"); } TEST_END(); } while (0)
#define CHECK(c) do { if (!(c)) TEST_FAIL("expected %s", #c); } while (0)
#define CHECK_MSG(c, ...) do { if (!(c)) TEST_FAIL(__VA_ARGS__); } while (0)
#define CHECK_INT(got, want) do { long long test_g = (long long)(got), test_w = (long long)(want); \
    if (test_g != test_w) TEST_FAIL("%s: got %lld, expected %lld", #got, test_g, test_w); } while (0)
#define CHECK_STR(got, want) do { const char *test_g = (got), *test_w = (want); \
    if (!test_g || strcmp(test_g, test_w) != 0) TEST_FAIL("%s: got '%s', expected '%s'", #got, test_g ? test_g : "(null)", test_w); } while (0)
/* |got - want| <= tol, NaN fails */
#define CHECK_NEAR(got, want, tol) do { double test_g = (double)(got), test_w = (double)(want); \
    if (!(fabs(test_g - test_w) <= (double)(tol))) TEST_FAIL("%s: got %.17g, expected %.17g within %g", #got, test_g, test_w, (double)(tol)); } while (0)
/* status of a call; with the message when it differs */
#define CHECK_OK(call, e) do { int test_s = (int)(call); if (test_s != 0) TEST_FAIL("%s: status %d, %s", #call, test_s, (e).msg); } while (0)

/* of two expectations the one for this width of size_t (make test32 builds for 32 bits) */
#define WIDE(on64, on32) (sizeof(size_t) > 4 ? (on64) : (on32))

static int test_report(void)
{
    printf("%d passed, %d failed, %d skipped\n", test_n_passed, test_n_failed, test_n_skipped);
    return test_n_failed ? 1 : 0;
}

/* Where the real data files are; NULL when absent (then SKIP). */
static inline const char *test_data(void)
{
    const char *d = getenv("NN_TEST_DATA");
    FILE *f;
    static char path[1024];
    if (!d) d = "../shared/data";
    (void)snprintf(path, sizeof path, "%s/README.md", d);
    f = fopen(path, "rb");
    if (!f) return NULL;
    fclose(f);
    return d;
}

/* A refusal, for tables: its status, told twice; its message, of which `want` is the distinctive part or the whole; the place it names
 * ("name:LINE:COL: ", "name:LINE: ", "byte N") is the place in nn_error, and nn_error has none when it names none. What a file holds never
 * reaches a terminal raw: every message is printable UTF-8. */
#ifdef NN_TENSOR_H_INCLUDED
#define CHECK_REFUSED(what, call, e, want_status, want) do { nn_status test_rs; memset(&(e), 0, sizeof (e)); test_rs = (call); \
    test_refusal(__FILE__, __LINE__, what, test_rs, &(e), want_status, want); } while (0)
static inline void test_refusal(const char *file, int line, const char *what, nn_status s, const nn_error *e, nn_status want_s, const char *want)
{
    const char *p = e->msg, *b = strstr(e->msg, "byte "), *why = NULL;
    size_t at[2] = { 0, 0 }, n;
    for (; *p && !at[0]; p++) if (*p == ':' && p[1] > '0' && p[1] <= '9') {
        char *end;
        at[0] = (size_t)strtoul(p + 1, &end, 10);
        if (*end != ':') at[0] = 0; else if (end[1] > '0' && end[1] <= '9') at[1] = (size_t)strtoul(end + 1, NULL, 10);
    }
    while (b && !(b[5] >= '0' && b[5] <= '9')) b = strstr(b + 5, "byte ");
    n = b ? (size_t)strtoul(b + 5, NULL, 10) : 0;
    if (s != want_s) why = "another status";
    else if (s == NN_OK) return;
    else if (e->status != s) why = "nn_error.status differs";
    else if (!strstr(e->msg, want)) why = "another message";
    else if (e->line != at[0] || (at[1] && e->col != at[1])) why = "line and column differ from the message";
    else if (!at[0] && e->offset != n) why = "the offset differs from the message";
    for (p = e->msg; *p && !why; p++) if ((unsigned char)*p < 0x20 || *p == 0x7f) why = "a control character in the message";
    if (!why && (strlen(e->msg) + 1 >= sizeof e->msg || p[-1] == '.')) why = "the message is cut, or ends in a full stop";
    if (why && test_bad++ < 20) printf("%s:%d: %s: %s: %s: got %s '%s' (byte %zu, line %zu, column %zu), expected %s '%s'\n", file, line, test_now, what, why,
                                       nn_status_name(s), e->msg, e->offset, e->line, e->col, nn_status_name(want_s), want);
}
#endif

/* Allocator hooks that fail on the k-th call and count what is still held:
 *     test_heap h = { 0 };  h.fail_at = k;  nn_alloc a = test_heap_hooks(&h);  ...  CHECK_INT(h.live, 0);
 * fail_at counts from 1; 0 never fails; sticky makes every later call fail too. Needs nn_tensor.h before this file. */
#ifdef NN_TENSOR_H_INCLUDED
typedef struct test_heap { long calls, fail_at, live, bytes, peak; int sticky; } test_heap;
static int test_heap_fails(test_heap *h)
{
    h->calls++;
    return h->fail_at && (h->calls == h->fail_at || (h->sticky && h->calls > h->fail_at));
}
static inline void *test_heap_alloc(size_t n, void *u)
{
    test_heap *h = (test_heap *)u;
    void *p = test_heap_fails(h) ? NULL : malloc(n);
    if (p) { h->live++; h->bytes += (long)n; if (h->bytes > h->peak) h->peak = h->bytes; }
    return p;
}
static inline void *test_heap_resize(void *p, size_t old, size_t n, void *u)
{
    test_heap *h = (test_heap *)u;
    void *q = test_heap_fails(h) ? NULL : realloc(p, n);
    if (q) { h->bytes += (long)n - (long)old; if (h->bytes > h->peak) h->peak = h->bytes; }
    return q;
}
static inline void test_heap_release(void *p, size_t n, void *u)
{
    test_heap *h = (test_heap *)u;
    if (p) { h->live--; h->bytes -= (long)n; }
    free(p);
}
static inline nn_alloc test_heap_hooks(test_heap *h)
{
    nn_alloc a = NN_ZERO;
    a.alloc = test_heap_alloc;
    a.resize = test_heap_resize;
    a.release = test_heap_release;
    a.user = h;
    return a;
}
#endif
#endif
