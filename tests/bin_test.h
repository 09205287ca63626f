/* tests/bin_test.h - what the tests of the binary formats share: a faulty file table, sweeps over failing allocations,
 * damage to every byte. Include after nn_fmt.h and nn_test.h. */
#ifndef NN_BIN_TEST_H
#define NN_BIN_TEST_H
#include <unistd.h>

/* A file table that fails at the k-th call (once, or from then on), may write at most 3 bytes at a time, or has a full disk. */
typedef struct bin_faults { long calls, fail_at; int sticky, shorts, error; long disk_left; int opened; } bin_faults;
static int bin_fails(bin_faults *f)
{
    f->calls++;
    return f->fail_at && (f->calls == f->fail_at || (f->sticky && f->calls > f->fail_at));
}
#define BIN_SYS nn_io_system()
static inline int bin_open(void *u, intptr_t *h, const char *p, nn_io_mode m, unsigned perm) { bin_faults *f = (bin_faults *)u; int e; if (bin_fails(f)) return f->error; e = BIN_SYS->open(NULL, h, p, m, perm); if (!e) f->opened++; return e; }
static inline int bin_read(void *u, intptr_t h, void *b, size_t n, size_t *d) { bin_faults *f = (bin_faults *)u; if (bin_fails(f)) return f->error; return BIN_SYS->read(NULL, h, b, f->shorts && n > 3 ? 3 : n, d); }
static inline int bin_write(void *u, intptr_t h, const void *b, size_t n, size_t *d)
{
    bin_faults *f = (bin_faults *)u;
    if (bin_fails(f)) return f->error;
    if (f->shorts && n > 3) n = 3;
    if (f->disk_left >= 0) { if (f->disk_left == 0) return ENOSPC; if ((long)n > f->disk_left) n = (size_t)f->disk_left; f->disk_left -= (long)n; }
    return BIN_SYS->write(NULL, h, b, n, d);
}
static inline int bin_seek(void *u, intptr_t h, uint64_t o) { return bin_fails((bin_faults *)u) ? ((bin_faults *)u)->error : BIN_SYS->seek(NULL, h, o); }
static inline int bin_sync(void *u, intptr_t h) { return bin_fails((bin_faults *)u) ? ((bin_faults *)u)->error : BIN_SYS->sync(NULL, h); }
static inline int bin_close(void *u, intptr_t h) { bin_faults *f = (bin_faults *)u; int bad = bin_fails(f), e = BIN_SYS->close(NULL, h); f->opened--; return bad ? f->error : e; }
static inline int bin_info_of(void *u, intptr_t h, nn_io_info *i) { return bin_fails((bin_faults *)u) ? ((bin_faults *)u)->error : BIN_SYS->info_of(NULL, h, i); }
static inline int bin_rename(void *u, const char *a, const char *b) { return bin_fails((bin_faults *)u) ? ((bin_faults *)u)->error : BIN_SYS->rename(NULL, a, b); }
static inline int bin_sync_dir(void *u, const char *p) { return bin_fails((bin_faults *)u) ? ((bin_faults *)u)->error : BIN_SYS->sync_dir(NULL, p); }
static inline nn_io bin_table(bin_faults *f)
{
    nn_io io = *nn_io_system();
    io.open = bin_open; io.read = bin_read; io.write = bin_write; io.seek = bin_seek; io.sync = bin_sync; io.close = bin_close;
    io.info_of = bin_info_of; io.rename = bin_rename; io.sync_dir = bin_sync_dir;
    io.user = f;
    f->disk_left = -1;
    f->error = EIO;
    return io;
}
/* n bytes of numbers of `width` bytes between this host's order and that of most files: nothing to do on little-endian hosts */
static inline void bin_little(void *p, size_t n, size_t width)
{
    unsigned char *b = (unsigned char *)p, t;
    size_t i, k;
    if (!nni_big_endian()) return;
    for (i = 0; i + width <= n; i += width) for (k = 0; k < width / 2; k++) { t = b[i + k]; b[i + k] = b[i + width - 1 - k]; b[i + width - 1 - k] = t; }
}
/* A folder of this process; the test leaves it empty. */
static inline const char *bin_dir(void)
{
    static char dir[128];
    if (!dir[0]) { const char *t = getenv("TMPDIR"); (void)snprintf(dir, sizeof dir, "%s/nn_bin_%ld", t ? t : "/tmp", nni_process()); (void)nn_dir_make(dir, NULL, NULL); }
    return dir;
}
static inline const char *bin_path(const char *name)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    (void)snprintf(path[turn], sizeof path[turn], "%s/%s", bin_dir(), name);
    return path[turn];
}
static inline size_t bin_count(void) { nn_buf b = NN_ZERO; size_t n = 0; (void)nn_dir_list(&b, &n, bin_dir(), NULL, NULL); nn_buf_free(&b); return n; }
static inline void bin_done(void) { (void)rmdir(bin_dir()); }

/* A reader over bytes in memory, with the allocator given: NN_OK or a status. */
typedef nn_status (*bin_parse)(const void *p, size_t n, const nn_alloc *a, nn_error *e);
/* Cut at every byte, flip every bit, double and drop every 64th byte: no crash, no leak, no more memory than 64 MiB.
 * strict: a file with any bit flipped must not be read (everything is covered by a checksum): returns how many were. */
static inline long bin_damage(bin_parse parse, const void *good, size_t n, size_t cut_step, size_t flip_step)
{
    unsigned char *b = (unsigned char *)malloc(n + 2);
    nn_error e = NN_ZERO;
    test_heap h = NN_ZERO;
    nn_alloc a = test_heap_hooks(&h);
    size_t i;
    long read = 0;
    for (i = 0; i < n; i += cut_step) { memcpy(b, good, i); CHECK_MSG(parse(b, i, &a, &e) != NN_OK, "cut at byte %zu of %zu was read", i, n); CHECK_INT(h.live, 0); }
    for (i = 0; i < n * 8; i += flip_step) { memcpy(b, good, n); b[i / 8] ^= (unsigned char)(1 << (i % 8)); read += parse(b, n, &a, &e) == NN_OK; CHECK_INT(h.live, 0); }
    for (i = 0; i < n; i += 64) { memcpy(b, good, i); memcpy(b + i, (const unsigned char *)good + i + 1, n - i - 1); (void)parse(b, n - 1, &a, &e); }
    free(b);
    CHECK_INT(h.live, 0);
    return read;
}
/* The k-th allocation fails, for every k: NN_E_NOMEM, nothing leaks. */
static inline void bin_starve(bin_parse parse, const void *good, size_t n)
{
    long k;
    for (k = 1; k < 5000; k++) {
        test_heap h = NN_ZERO;
        nn_alloc a = test_heap_hooks(&h);
        nn_error e = NN_ZERO;
        nn_status s;
        h.fail_at = k;
        s = parse(good, n, &a, &e);
        CHECK_INT(h.live, 0);
        if (s == NN_OK) { CHECK(h.calls < k); return; }
        CHECK_MSG(s == NN_E_NOMEM, "allocation %ld failed: expected NN_E_NOMEM, got %s: %s", k, nn_status_name(s), e.msg);
    }
    CHECK_MSG(0, "the loop never ran to its end");
}
typedef struct bin_case { const char *what, *bytes; size_t n; nn_status s; const char *msg; } bin_case;   /* msg: a part of the message */
static inline void bin_table_test(bin_parse parse, const bin_case *c, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) {
        nn_error e = NN_ZERO;
        CHECK_REFUSED(c[i].what, parse(c[i].bytes, c[i].n, NULL, &e), e, c[i].s, c[i].msg);
    }
}
#endif
