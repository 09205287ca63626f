/* tests/faults_alloc.c - one allocation of a program fails; linked with --wrap=malloc,calloc,realloc
 *   NN_FAULT=K        the K-th allocation (from 1) fails, once
 *   NN_FAULT_COUNT=F  the number of allocations is written to F at the end */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static unsigned long made, fails;
static const char *count_file;
static int ready;

static void report(void)
{
    FILE *f = fopen(count_file, "w");
    if (!f) return;
    fprintf(f, "%lu\n", made);
    fclose(f);
}
static int refuse(void)
{
    if (!ready) {
        const char *k = getenv("NN_FAULT");
        ready = 1;
        fails = k ? strtoul(k, NULL, 10) : 0;
        count_file = getenv("NN_FAULT_COUNT");
        if (count_file) (void)atexit(report);
    }
    return ++made == fails;
}
void *__wrap_malloc(size_t n) { return refuse() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return refuse() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *p, size_t n) { return refuse() ? NULL : __real_realloc(p, n); }
