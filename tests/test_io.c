/* tests/test_io.c - nn_fmt.h [IO]: atomic writing under every fault, readers, journals, locks, checksums */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include "bin_test.h"

static void checksums(void)
{
    char hex[65];
    nn_sha256 s;
    unsigned char big[5000];
    uint32_t a, b;
    size_t i;
    CHECK(nn_crc32(0, "123456789", 9) == 0xCBF43926u);
    CHECK(nn_crc32c(0, "123456789", 9) == 0xE3069283u);
    CHECK(nn_adler32(1, "Wikipedia", 9) == 0x11E60398u);
    for (i = 0; i < sizeof big; i++) big[i] = (unsigned char)(i * 7 + i / 256);
    a = nn_crc32(0, big, sizeof big);                       /* whole (wide tables) against pieces (nibbles) */
    for (b = 0, i = 0; i < sizeof big; i += 100) b = nn_crc32(b, big + i, 100);
    CHECK(a == b);
    nn_sha256_init(&s);
    nn_sha256_put(&s, "abc", 3);
    nn_sha256_hex(&s, hex);
    CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    nn_sha256_init(&s);
    for (i = 0; i < 1000000; i += 1000) { unsigned char x[1000]; memset(x, 'a', 1000); nn_sha256_put(&s, x, 1000); }
    nn_sha256_hex(&s, hex);
    CHECK_STR(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    {                                                    /* cut anywhere into two: the same hash */
        unsigned char text[150];
        char whole[65];
        size_t cut, n;
        for (i = 0; i < sizeof text; i++) text[i] = (unsigned char)(i * 37 + 1);
        for (n = 100; n <= sizeof text; n += 25) {
            nn_sha256_init(&s);
            nn_sha256_put(&s, text, n);
            nn_sha256_hex(&s, whole);
            for (cut = 0; cut <= n; cut++) {
                nn_sha256_init(&s);
                nn_sha256_put(&s, text, cut);
                nn_sha256_put(&s, text + cut, n - cut);
                nn_sha256_hex(&s, hex);
                CHECK_STR(hex, whole);
            }
        }
    }
}
static nn_status save(const nn_file_opts *o, size_t n, nn_error *e)
{
    static unsigned char data[200000];
    nn_writer *w;
    nn_status s;
    memset(data, 'n', sizeof data);
    if ((s = nn_writer_open(&w, bin_path("f"), o, e)) != NN_OK) return s;
    s = nn_writer_put(w, data, n / 2, e);
    if (s == NN_OK) s = nn_writer_put(w, data, n - n / 2, e);
    if (s == NN_OK) s = nn_writer_patch(w, 1, "xyz", 3, e);
    if (s != NN_OK) { nn_writer_abort(w); return s; }
    return nn_writer_commit(w, e);
}
/* N-th call fails, once and for good, with short writes and without: old file or new one, no temporary, message names the file */
static void writing_under_every_fault(void)
{
    static const size_t sizes[2] = { 100, 150000 };
    int mode, z;
    for (z = 0; z < 2; z++) for (mode = 0; mode < 4; mode++) {
        long k;
        if (z && mode >= 2) continue;                       /* 3 bytes at a time: the small one only */
        for (k = 1; k < 500; k++) {
            bin_faults f = NN_ZERO;
            nn_io io = bin_table(&f);
            nn_file_opts o = NN_ZERO;
            nn_error e = NN_ZERO;
            nn_buf got = NN_ZERO;
            nn_status s;
            long was;
            int old, fresh;
            CHECK_OK(nn_file_write(bin_path("f"), "old", 3, NULL, &e), e);
            o.io = &io;
            f.fail_at = k;
            f.sticky = mode & 1;
            f.shorts = mode >> 1;
            s = save(&o, sizes[z], &e);
            was = f.calls;
            CHECK_INT(f.opened, 0);
            CHECK_OK(nn_file_read(&got, bin_path("f"), NULL, &e), e);
            old = got.len == 3 && memcmp(got.data, "old", 3) == 0;
            fresh = got.len == sizes[z] && memcmp(got.data, "nxyzn", 5) == 0;
            CHECK_MSG(s == NN_OK ? fresh : old || (fresh && was >= k), "fault %ld: neither the old file nor the new one", k);
            if (s != NN_OK) { CHECK_INT(s, NN_E_IO); CHECK(strstr(e.msg, "/f: ") != NULL); }
            CHECK_INT(bin_count(), 1);
            nn_buf_free(&got);
            if (s == NN_OK && was < k) break;
        }
        CHECK_MSG(k < 500, "never ran through");
    }
}
static void flushing(void)      /* no_sync: the file and its folder, neither, or the file alone */
{
    long calls[3];
    int k;
    for (k = 0; k < 3; k++) {
        bin_faults f = NN_ZERO;
        nn_io io = bin_table(&f);
        nn_file_opts o = NN_ZERO;
        nn_error e = NN_ZERO;
        o.io = &io;
        o.no_sync = k;
        CHECK_OK(nn_file_write(bin_path("f"), "new", 3, &o, &e), e);
        calls[k] = f.calls;
    }
    CHECK_INT(calls[0] - calls[1], 2);
    CHECK_INT(calls[0] - calls[2], 1);
    (void)nn_file_remove(bin_path("f"), NULL, NULL);
}
static void full_disk_and_interruptions(void)
{
    nn_error e = NN_ZERO;
    nn_buf got = NN_ZERO;
    long room;
    CHECK_OK(nn_file_write(bin_path("f"), "old", 3, NULL, &e), e);
    for (room = 0; room < 100; room += 7) {
        bin_faults f = NN_ZERO;
        nn_io io = bin_table(&f);
        nn_file_opts o = NN_ZERO;
        o.io = &io;
        f.disk_left = room;
        CHECK_INT(save(&o, 100, &e), NN_E_IO);
        CHECK(strstr(e.msg, "cannot write: no space left on the device") != NULL);
        CHECK_INT(bin_count(), 1);
    }
    {
        bin_faults f = NN_ZERO;
        nn_io io = bin_table(&f);
        nn_file_opts o = NN_ZERO;
        o.io = &io;
        f.error = EINTR;
        f.shorts = 1;
        f.fail_at = 5;                                      /* an interrupted write goes on */
        CHECK_OK(save(&o, 100, &e), e);
    }
    CHECK_OK(nn_file_read(&got, bin_path("f"), NULL, &e), e);
    CHECK_INT(got.len, 100);
    CHECK_OK(nn_file_remove(bin_path("f"), NULL, &e), e);
    CHECK_OK(nn_file_remove(bin_path("f"), NULL, &e), e);
    nn_buf_free(&got);
}
static void reading(void)
{
    nn_error e = NN_ZERO;
    nn_buf big = NN_ZERO, got = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    const unsigned char *p;
    size_t i, n;
    unsigned char four[4];
    for (i = 0; i < 300000; i++) { unsigned char c = (unsigned char)(i % 251); (void)nn_buf_put(&big, &c, 1, NULL); }
    o.gzip = 6;
    CHECK_OK(nn_file_write(bin_path("z"), big.data, big.len, &o, &e), e);
    CHECK_OK(nn_file_write(bin_path("p"), big.data, big.len, NULL, &e), e);
    o.gzip = 0;
    CHECK_OK(nn_file_read(&got, bin_path("z"), &o, &e), e);      /* gunzipped by content */
    CHECK(got.len == big.len && memcmp(got.data, big.data, big.len) == 0 && got.data[got.len] == 0);
    o.limit = 299999;
    got.len = 0;
    CHECK_INT(nn_file_read(&got, bin_path("z"), &o, &e), NN_E_LIMIT);
    CHECK_INT(nn_file_read(&got, bin_path("p"), &o, &e), NN_E_LIMIT);
    CHECK_INT(got.len, 0);
    o.limit = 0;
    CHECK_OK(nn_reader_open(&r, bin_path("z"), NULL, &e), e);
    CHECK_OK(nn_reader_peek(r, 200000, &p, &n, &e), e);
    CHECK(n >= 200000 && memcmp(p, big.data, n) == 0);
    nn_reader_take(r, 199999);
    CHECK_OK(nn_reader_read(r, four, 4, &n, &e), e);
    CHECK(n == 4 && four[3] == big.data[200002] && nn_reader_tell(r) == 200003);
    CHECK_INT(nn_reader_read_at(r, 0, four, 4, &e), NN_E_UNSUPPORTED);
    nn_reader_close(r);
    CHECK_OK(nn_reader_open(&r, bin_path("p"), NULL, &e), e);
    CHECK_OK(nn_reader_read_at(r, 299996, four, 4, &e), e);
    CHECK(four[3] == big.data[299999]);
    CHECK_INT(nn_reader_read_at(r, 299997, four, 4, &e), NN_E_FORMAT);
    CHECK_OK(nn_reader_read(r, four, 4, &n, &e), e);             /* positions do not disturb the sequence */
    CHECK(memcmp(four, big.data, 4) == 0);
    CHECK_OK(nn_reader_seek(r, 1000, &e), e);
    CHECK_OK(nn_reader_read(r, four, 4, &n, &e), e);
    CHECK(memcmp(four, big.data + 1000, 4) == 0);
    nn_reader_close(r);
    CHECK_INT(nn_reader_open(&r, bin_path("none"), NULL, &e), NN_E_IO);
    CHECK(strstr(e.msg, "none: cannot open: no such file or folder") != NULL);
    CHECK_INT(nn_reader_open(&r, bin_dir(), NULL, &e), NN_E_IO);
    CHECK(strstr(e.msg, "is a folder") != NULL);
    {
        long k;
        for (k = 1; k < 200; k++) {                              /* every call fails once, and for good */
            bin_faults f = NN_ZERO;
            nn_io io = bin_table(&f);
            nn_status s;
            o.io = &io;
            f.fail_at = k;
            f.sticky = (int)(k & 1);
            got.len = 0;
            s = nn_file_read(&got, bin_path("z"), &o, &e);
            CHECK_INT(f.opened, 0);
            if (f.calls < k) { CHECK_INT(s, NN_OK); break; }
            if (s != NN_OK) CHECK_INT(s, NN_E_IO);
        }
    }
    nn_file_remove(bin_path("z"), NULL, NULL);
    nn_file_remove(bin_path("p"), NULL, NULL);
    nn_buf_free(&big);
    nn_buf_free(&got);
}
static nn_status note(void *ctx, const char *text, size_t n) { nn_buf *b = (nn_buf *)ctx; (void)nn_buf_put(b, text, n, NULL); return nn_buf_put(b, ";", 1, NULL); }
static nn_status until_three(void *ctx, const char *text, size_t n) { return n == 5 &&
    memcmp(text, "three", 5) == 0 ? NN_E_STOPPED : note(ctx, text, n); }
/* what nn_journal_open makes of these bytes, and the file after it */
static nn_status journal_of(const void *data, size_t n, nn_status (*each)(void *, const char *, size_t),
    nn_buf *all, nn_buf *after, nn_error *e)
{
    nn_journal *j;
    nn_status s;
    all->len = after->len = 0;
    CHECK_OK(nn_file_write(bin_path("journal"), data, n, NULL, e), *e);
    s = nn_journal_open(&j, bin_path("journal"), each, all, NULL, e);
    if (s == NN_OK) s = nn_journal_close(j, e);
    CHECK_INT(nn_file_read(after, bin_path("journal"), NULL, NULL), NN_OK);
    return s;
}
static void journals(void)
{
    nn_error e = NN_ZERO;
    nn_journal *j;
    nn_buf all = NN_ZERO, after = NN_ZERO, file = NN_ZERO;
    size_t whole, i;
    const char *path = "journal";
    CHECK_OK(nn_journal_open(&j, bin_path(path), NULL, NULL, NULL, &e), e);
    CHECK_OK(nn_journal_put(j, "one", 3, &e), e);
    CHECK_OK(nn_journal_put(j, "", 0, &e), e);
    CHECK_OK(nn_journal_put(j, "three", 5, &e), e);
    CHECK_INT(nn_journal_put(j, "a\nb", 3, &e), NN_E_ARG);
    CHECK_OK(nn_journal_close(j, &e), e);
    CHECK_OK(nn_file_read(&file, bin_path(path), NULL, &e), e);
    whole = file.len;
    for (i = 0; i <= whole; i++) {                          /* torn anywhere: the whole records stay, and writing goes on */
        CHECK_OK(nn_file_write(bin_path(path), file.data, i, NULL, &e), e);
        all.len = 0;
        CHECK_OK(nn_journal_open(&j, bin_path(path), note, &all, NULL, &e), e);
        CHECK_OK(nn_journal_put(j, "more", 4, &e), e);
        CHECK_OK(nn_journal_close(j, &e), e);
        all.len = 0;
        CHECK_OK(nn_journal_open(&j, bin_path(path), note, &all, NULL, &e), e);
        CHECK_OK(nn_journal_close(j, &e), e);
        CHECK_STR((const char *)all.data, i < 26 ? "more;" : i < 36 ? "one;more;" : i < 51 ? "one;;more;" :
            "one;;three;more;");
    }
    CHECK_INT(whole, 60);
    CHECK(memcmp(file.data, "nn-journal 2\n", 13) == 0 && memcmp(file.data + 51, "========\n", 9) == 0);
    /* cut off where the caller stops */
    CHECK_OK(journal_of(file.data, whole, until_three, &all, &after, &e), e);
    CHECK_STR((const char *)all.data, "one;;");
    CHECK_INT(after.len, 36 + 9);
    /* damage behind the last sync is the tail of a power cut; before it, it is an error, and nothing is written */
    file.data[23] ^= 1;
    CHECK_OK(journal_of(file.data, 51, note, &all, &after, &e), e);
    CHECK_INT(all.len, 0);
    CHECK_INT(after.len, 13 + 9);
    CHECK_INT(journal_of(file.data, whole, note, &all, &after, &e), NN_E_FORMAT);
    CHECK_INT(e.line, 2);
    CHECK(strstr(e.msg, "journal:2: damaged journal record") != NULL);
    CHECK(after.len == whole && memcmp(after.data, file.data, whole) == 0);
    file.data[23] ^= 1;
    memset(file.data + 40, 0, 20);                          /* a block of zeros */
    CHECK_OK(nn_file_write(bin_path(path), file.data, whole, NULL, &e), e);
    all.len = after.len = 0;
    CHECK_OK(nn_journal_read(bin_path(path), note, &all, NULL, &e), e);
    CHECK_STR((const char *)all.data, "one;;");
    CHECK_OK(nn_file_read(&after, bin_path(path), NULL, &e), e);
    CHECK_INT(after.len, whole);
    CHECK_REFUSED("form 1", journal_of(file.data + 13, 38, note, &all, &after, &e), e, NN_E_UNSUPPORTED,
        "journal:1: expected 'nn-journal 2', got a journal of form 1");
    CHECK_REFUSED("no journal", journal_of("once upon\n", 10, note, &all, &after, &e), e, NN_E_FORMAT,
        "journal:1: expected 'nn-journal 2', got something else");
    CHECK_REFUSED("none to read", nn_journal_read(bin_path("none"), note, &all, NULL, &e), e, NN_E_IO,
        "none: cannot open: no such file or folder");
    nn_file_remove(bin_path(path), NULL, NULL);
    nn_buf_free(&all);
    nn_buf_free(&after);
    nn_buf_free(&file);
}
static void append_cuts_back(void)
{
    nn_error e = NN_ZERO;
    nn_append *a;
    nn_buf b = NN_ZERO;
    CHECK_OK(nn_append_open(&a, bin_path("a"), UINT64_MAX, NULL, &e), e);
    CHECK_OK(nn_append_put(a, "0123456789", 10, &e), e);
    CHECK_OK(nn_append_close(a, &e), e);
    CHECK_OK(nn_append_open(&a, bin_path("a"), 4, NULL, &e), e);
    CHECK_INT(nn_append_size(a), 4);
    CHECK_OK(nn_append_put(a, "xy", 2, &e), e);
    CHECK_OK(nn_append_close(a, &e), e);
    CHECK_OK(nn_file_read(&b, bin_path("a"), NULL, &e), e);
    CHECK_STR((const char *)b.data, "0123xy");
    CHECK_INT(nn_append_open(&a, bin_path("a"), 7, NULL, &e), NN_E_FORMAT);
    nn_file_remove(bin_path("a"), NULL, NULL);
    nn_buf_free(&b);
}
static void folders_and_locks(void)
{
    nn_error e = NN_ZERO;
    nn_lock *l, *m;
    nn_buf names = NN_ZERO;
    size_t n;
    char pid[32];
    CHECK_OK(nn_dir_make(bin_path("d/e//f"), NULL, &e), e);
    CHECK_OK(nn_dir_make(bin_path("d/e/f"), NULL, &e), e);
    CHECK_OK(nn_file_write(bin_path("d/x"), "", 0, NULL, &e), e);
    CHECK_INT(nn_dir_make(bin_path("d/x/y"), NULL, &e), NN_E_IO);
    CHECK_OK(nn_file_write(bin_path("d/.nntmp-1-0"), "", 0, NULL, &e), e);
    CHECK_OK(nn_dir_clean(bin_path("d"), NULL, &e), e);
    CHECK_OK(nn_lock_open(&l, bin_path("d"), NULL, &e), e);
    CHECK_INT(nn_lock_open(&m, bin_path("d"), NULL, &e), NN_E_IO);
    (void)snprintf(pid, sizeof pid, "locked by process %ld", (long)getpid());
    CHECK(strstr(e.msg, pid) != NULL);
    nn_lock_close(l);
    CHECK_OK(nn_lock_open(&l, bin_path("d"), NULL, &e), e);
    nn_lock_close(l);
    CHECK_OK(nn_dir_list(&names, &n, bin_path("d"), NULL, &e), e);
    CHECK(n == 3 && memcmp(names.data, ".lock\0e\0x\0", 10) == 0);
    nn_buf_free(&names);
    nn_file_remove(bin_path("d/.lock"), NULL, NULL);
    nn_file_remove(bin_path("d/x"), NULL, NULL);
    (void)rmdir(bin_path("d/e/f")); (void)rmdir(bin_path("d/e")); (void)rmdir(bin_path("d"));
}
/* what a user meets: names that are no files, folders, limits, faults of the system; each with its whole message behind the path */
static int no_seek(void *u, intptr_t h, uint64_t o) { (void)u; (void)h; (void)o; return EIO; }
static int is_pipe(void *u, intptr_t h, nn_io_info *i) { int e = nn_io_system()->info_of(NULL, h, i); (void)u; i->is_file = 0; return e; }
static int no_bytes(void *u, intptr_t h, void *b, size_t n, size_t *done) { (void)u; (void)h; (void)b; (void)n; *done = 0; return 0; }
static int endless(void *u, intptr_t h, void *b, size_t n, size_t *done) { (void)u; (void)h; memset(b, 'x', n); *done = n; return 0; }
static int no_lock(void *u, intptr_t h) { (void)u; (void)h; return EIO; }
static int no_write(void *u, intptr_t h, const void *b, size_t n, size_t *done) { (void)u; (void)h; (void)b; (void)n; *done = 0; return ENOSPC; }
static int no_sync(void *u, intptr_t h) { (void)u; (void)h; return EIO; }
static int no_sync_dir(void *u, const char *p) { (void)u; (void)p; return EIO; }
static int no_close(void *u, intptr_t h) { (void)u; (void)nn_io_system()->close(NULL, h); return EIO; }
static nn_status read_all(const char *path, const nn_file_opts *o, nn_error *e) { nn_buf b = NN_ZERO; nn_status s; if (o) b.alloc = o->alloc; s = nn_file_read(&b, path, o, e); CHECK(s == NN_OK || b.len == 0); nn_buf_free(&b); return s; }
static nn_status append_with(nn_io *io, int what, nn_error *e)   /* what: 0 open, 1 put, 2 sync, 3 close, 4 put after a failure, 5 sync after one */
{
    nn_file_opts o = NN_ZERO;
    nn_append *a = NULL;
    nn_status s;
    o.io = io;
    if ((s = nn_append_open(&a, bin_path("a"), UINT64_MAX, &o, e)) != NN_OK) return s;
    if (what == 1 || what >= 4) s = nn_append_put(a, "x", 1, e);
    if (what == 2) s = nn_append_sync(a, e);
    if (what == 4) s = nn_append_put(a, "x", 1, e);
    if (what == 5) s = nn_append_sync(a, e);
    if (what == 3) return nn_append_close(a, e);
    (void)nn_append_close(a, NULL);
    return s;
}
static nn_status writer_with(int what, nn_error *e)   /* what: 0 patch beyond, 1 patch of gzip, 2.. put, patch, commit after a failed put */
{
    nn_io io = *nn_io_system();
    nn_file_opts o = NN_ZERO;
    nn_writer *w;
    nn_status s;
    static char big[300000];
    o.io = &io;
    o.gzip = what == 1;
    if (what > 1) io.write = no_write;
    if ((s = nn_writer_open(&w, bin_path("w"), &o, e)) != NN_OK) return s;
    s = nn_writer_put(w, big, what > 1 ? sizeof big : 4, e);
    if (what == 0) s = nn_writer_patch(w, 2, "abc", 3, e);
    if (what == 1 || what == 4) s = nn_writer_patch(w, 0, "a", 1, e);
    if (what == 3) s = nn_writer_put(w, "a", 1, e);
    if (what == 5) return nn_writer_commit(w, e);
    nn_writer_abort(w);
    return s;
}
static nn_status at(uint64_t offset, size_t n, int seek, nn_io *io, nn_error *e)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    char b[64];
    nn_status s;
    o.io = io;
    if ((s = nn_reader_open(&r, bin_path("f"), &o, e)) != NN_OK) return s;
    s = seek ? nn_reader_seek(r, offset, e) : nn_reader_read_at(r, offset, b, n, e);
    if (s == NN_OK && seek) s = nn_reader_read(r, b, n, &n, e);
    nn_reader_close(r);
    return s;
}
static void refusals(void)
{
    static char long_name[5000];
    const struct { int e; const char *text; } sys[] = { { 0, "no error" }, { EACCES, "permission denied" }, { EPERM, "operation not permitted" }, { ENOENT, "no such file or folder" }, { EEXIST, "already exists" },
        { ENOTDIR, "a part of the path is not a folder" }, { EISDIR, "is a folder" }, { ENOSPC, "no space left on the device" }, { EDQUOT, "disk quota exceeded" }, { EFBIG, "file too large" }, { EIO, "input/output error" },
        { EROFS, "read-only file system" }, { EMFILE, "too many open files in this process" }, { ENFILE, "too many open files in the system" }, { ENAMETOOLONG, "name too long" }, { ELOOP, "too many symbolic links" },
        { ENOMEM, "out of memory" }, { EINTR, "interrupted" }, { EAGAIN, "locked or not ready" }, { EPIPE, "nobody reads the pipe" }, { EXDEV, "on another device" }, { ENOTEMPTY, "folder not empty" },
        { ENODEV, "no such device" }, { EBADF, "not open for this" }, { ESPIPE, "a pipe has no positions" }, { EINVAL, "invalid argument" }, { 12345, "system error" } };
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_io io = *nn_io_system();
    nn_file_opts o = NN_ZERO;
    uint64_t size;
    size_t i, n;
    char small[8];
    nn_lock *l = NULL;
    nn_journal *j = NULL;
    memset(long_name, 'n', sizeof long_name - 1);
    for (i = 0; i < sizeof sys / sizeof *sys; i++) CHECK_STR(nn_errno_text(sys[i].e), sys[i].text);
    CHECK_OK(nn_file_write(bin_path("f"), "12345", 5, NULL, &e), e);
    b.limit = 4;
    CHECK_REFUSED("buffer", nn_buf_put(&b, "12345", 5, &e), e, NN_E_LIMIT, "nn_buf: expected at most 4 bytes, got 5");
    CHECK_REFUSED("reserve", nn_buf_reserve(&b, 6, &e), e, NN_E_LIMIT, "nn_buf: expected at most 4 bytes, got 6");
    b.limit = 0;
    CHECK_REFUSED("reserve all", nn_buf_reserve(&b, SIZE_MAX, &e), e, NN_E_NOMEM, "nn_buf: size overflows");
    CHECK_REFUSED("join", nn_path_join(small, sizeof small, "folder", "name", &e), e, NN_E_LIMIT, "name: path too long, expected at most 7 bytes, got 11");
    CHECK_REFUSED("long folder", nn_dir_make(long_name, NULL, &e), e, NN_E_LIMIT, "path too long, expected at most 4095 bytes, got 4999");
    CHECK_REFUSED("long file", nn_file_write(long_name, "", 0, NULL, &e), e, NN_E_LIMIT, "nnn...nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: path too long, expected at most 4032 bytes, got 4999");
    CHECK_REFUSED("no such file", read_all(bin_path("none"), NULL, &e), e, NN_E_IO, "none: cannot open: no such file or folder");
    CHECK_REFUSED("control characters", read_all("no\x1b[2J\n\xff", NULL, &e), e, NN_E_IO, "no?[2J??: cannot open: no such file or folder");
    CHECK_REFUSED("a folder", read_all(bin_dir(), NULL, &e), e, NN_E_IO, ": cannot read: is a folder");
    CHECK_REFUSED("size", nn_file_size(&size, bin_path("none"), NULL, &e), e, NN_E_IO, "none: cannot look at it: no such file or folder");
    CHECK_REFUSED("remove", nn_file_remove(bin_path("f/x"), NULL, &e), e, NN_E_IO, "f/x: cannot remove: a part of the path is not a folder");
    CHECK_REFUSED("mkdir", nn_dir_make(bin_path("f/x"), NULL, &e), e, NN_E_IO, "f/x: cannot make the folder: '");
    CHECK_REFUSED("mkdir there", nn_dir_make("/proc/none", NULL, &e), e, NN_E_IO, "/proc/none: cannot make the folder: ");
    CHECK_REFUSED("list", nn_dir_list(&b, &n, bin_path("none"), NULL, &e), e, NN_E_IO, "none: cannot list the folder: no such file or folder");
    CHECK_REFUSED("write to a folder", nn_file_write(bin_dir(), "", 0, NULL, &e), e, NN_E_IO, ": cannot write: is a folder");
    CHECK_REFUSED("write under a file", nn_file_write(bin_path("f/x"), "", 0, NULL, &e), e, NN_E_IO, "f/x: cannot write: a part of the path is not a folder");
    o.limit = 4;
    CHECK_REFUSED("limit", read_all(bin_path("f"), &o, &e), e, NN_E_LIMIT, "f: expected at most 4 bytes, got more");
    CHECK_REFUSED("beyond", at(3, 3, 0, NULL, &e), e, NN_E_FORMAT, "f: byte 3: expected 3 more bytes, got 2");
    CHECK_REFUSED("seek beyond", at(6, 0, 1, NULL, &e), e, NN_E_FORMAT, "f: byte 6 is behind the end of 5 bytes");
    io.info_of = is_pipe;
    CHECK_REFUSED("a pipe", at(0, 1, 0, &io, &e), e, NN_E_UNSUPPORTED, "f: gzip data and pipes have no positions to read from");
    CHECK_REFUSED("seek in a pipe", at(0, 1, 1, &io, &e), e, NN_E_UNSUPPORTED, "f: gzip data and pipes have no positions to read from");
    io = *nn_io_system();
    io.seek = no_seek;
    CHECK_REFUSED("seek fails", at(1, 1, 0, &io, &e), e, NN_E_IO, "f: cannot seek: input/output error");
    CHECK_REFUSED("seek fails", at(1, 1, 1, &io, &e), e, NN_E_IO, "f: cannot seek: input/output error");
    CHECK_REFUSED("patch beyond", writer_with(0, &e), e, NN_E_ARG, "nn_writer_patch: bytes 2 to 5 wanted, 4 written");
    CHECK_REFUSED("patch of gzip", writer_with(1, &e), e, NN_E_UNSUPPORTED, "nn_writer_patch: not with gzip, not on standard output");
    CHECK_REFUSED("full", writer_with(2, &e), e, NN_E_IO, "w: cannot write: no space left on the device");
    for (i = 3; i <= 5; i++) CHECK_REFUSED("after a failure", writer_with((int)i, &e), e, NN_E_IO, "w: an earlier write failed");
    CHECK_REFUSED("append to a folder", nn_append_open((nn_append **)&j, bin_dir(), 0, NULL, &e), e, NN_E_IO, ": cannot append: is a folder");
    CHECK_REFUSED("fewer", nn_append_open((nn_append **)&j, bin_path("f"), 7, NULL, &e), e, NN_E_FORMAT, "f: expected at least 7 bytes from before, got 5");
    CHECK_REFUSED("append under a file", nn_append_open((nn_append **)&j, bin_path("f/x"), 0, NULL, &e), e, NN_E_IO, "f/x: cannot append: a part of the path is not a folder");
    io = *nn_io_system();
    io.sync_dir = no_sync_dir;
    CHECK_REFUSED("new, folder not flushed", append_with(&io, 0, &e), e, NN_E_IO, "a: cannot flush the folder to disk: input/output error");
    io = *nn_io_system();
    io.write = no_write;
    CHECK_REFUSED("append", append_with(&io, 1, &e), e, NN_E_IO, "a: cannot append: no space left on the device");
    CHECK_REFUSED("append again", append_with(&io, 4, &e), e, NN_E_IO, "a: an earlier write failed");
    CHECK_REFUSED("sync after it", append_with(&io, 5, &e), e, NN_E_IO, "a: an earlier write failed");
    io = *nn_io_system();
    io.sync = no_sync;
    CHECK_REFUSED("sync", append_with(&io, 2, &e), e, NN_E_IO, "a: cannot flush to disk: input/output error");
    io = *nn_io_system();
    io.close = no_close;
    CHECK_REFUSED("close", append_with(&io, 3, &e), e, NN_E_IO, "a: cannot close: input/output error");
    io = *nn_io_system();
    io.read = no_bytes;
    o.limit = 0;
    o.io = &io;
    CHECK_REFUSED("shrinks", at(0, 5, 0, &io, &e), e, NN_E_FORMAT, "f: byte 0: the file became shorter while it was read");
    CHECK_REFUSED("shrinks while cut", nn_append_open((nn_append **)&j, bin_path("f"), 3, &o, &e), e, NN_E_IO, "f: the file became shorter while it was read");
    io = *nn_io_system();
    io.lock = no_lock;
    CHECK_REFUSED("lock", nn_lock_open(&l, bin_dir(), &o, &e), e, NN_E_IO, ".lock: cannot lock the folder: input/output error");
    io = *nn_io_system();
    io.write = no_write;
    CHECK_REFUSED("lock file", nn_lock_open(&l, bin_dir(), &o, &e), e, NN_E_IO, ".lock: cannot write: no space left on the device");
    CHECK_REFUSED("lock of no folder", nn_lock_open(&l, bin_path("none"), NULL, &e), e, NN_E_IO, "none/.lock: cannot lock the folder: no such file or folder");
    CHECK_OK(nn_journal_open(&j, bin_path("j"), NULL, NULL, NULL, &e), e);
    CHECK_REFUSED("newline", nn_journal_put(j, "a\nb", 3, &e), e, NN_E_ARG, "nn_journal_put: a record may not hold a newline");
    CHECK_REFUSED("long record", nn_journal_put(j, long_name, NN_MAX_JOURNAL_LINE - 15, &e), e, NN_E_LIMIT, "nn_journal_put: expected at most ");
    CHECK_OK(nn_journal_close(j, &e), e);
    io = *nn_io_system();
    io.read = endless;
    CHECK_REFUSED("one line without end", nn_journal_open(&j, bin_path("f"), NULL, NULL, &o, &e), e, NN_E_LIMIT, "f:1: a record longer than 67108864 bytes");
    nn_buf_free(&b);
    nn_file_remove(bin_path("f"), NULL, NULL); nn_file_remove(bin_path("j"), NULL, NULL); nn_file_remove(bin_path("a"), NULL, NULL); nn_file_remove(bin_path(".lock"), NULL, NULL);
    CHECK_INT(bin_count(), 0);
}
/* text of strangers, names and paths */
static void masked(void)
{
    static const struct { const char *in, *out; } t[] = {
        { "plain", "plain" }, { "\x1b]0;pwn\x07", "\\x1b]0;pwn\\x07" }, { "a\nb\tc\r", "a\\nb\\tc\\r" },
            { "Gr\xc3\xb6\xc3\x9f" "e \xe2\x82\xac \xf0\x9f\x98\x80",
            "Gr\xc3\xb6\xc3\x9f" "e \xe2\x82\xac \xf0\x9f\x98\x80" },
        { "\xc2\x9b" "31m", "\\u009b31m" }, { "caf\xe9", "caf\\xe9" }, { "\x7f", "\\x7f" },
            { "\xe2\x80\xae" "exe", "\\u202eexe" }, { "\xed\xa0\x80", "\\xed\\xa0\\x80" }, { "", "" } };
    size_t i;
    char b[64];
    nn_buf out = NN_ZERO;
    nn_error e = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        size_t n = strlen(t[i].in);
        CHECK_INT(nn_text_mask(b, sizeof b, t[i].in, n), strlen(t[i].out));
        CHECK_STR(b, t[i].out);
        out.len = 0;
        CHECK_OK(nn_buf_mask(&out, t[i].in, n, &e), e);
        CHECK_STR((const char *)out.data, t[i].out);
    }
    CHECK_INT(nn_text_mask(b, sizeof b, "a\0b", 3), 6);       /* a NUL is shown, not an end */
    CHECK_STR(b, "a\\x00b");
    CHECK_INT(nn_text_mask(b, 4, "ab\x1b", 3), 6);            /* cut before what does not fit whole */
    CHECK_STR(b, "ab");
    nn_buf_free(&out);
}
static void brief(void)              /* a value in a message: 40 bytes of it, printable */
{
    char b[64], want[64] = "0123456789012345678901234567890123456789...";
    CHECK_STR(nn_text_brief(b, "abc", 3), "abc");
    CHECK_STR(nn_text_brief(b, "", 0), "");
    CHECK_STR(nn_text_brief(b, "a\n\x1b\xff" "b", 5), "a???b");
    CHECK_STR(nn_text_brief(b, "h\xc3\xa9", 3), "h\xc3\xa9");
    CHECK_STR(nn_text_brief(b, "01234567890123456789012345678901234567890", 41), want);
    CHECK_STR(nn_text_brief(b, "0123456789012345678901234567890123456789", 40), "0123456789012345678901234567890123456789");
}
static void the_rest(void)
{
    nn_reader *r = NULL;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t got = 0;
    char two[2];
    CHECK_OK(nn_buf_put(&b, "<", 1, &e), e);
    CHECK_OK(nn_reader_memory(&r, "abcdef", 6, NULL, &e), e);
    CHECK_OK(nn_reader_read(r, two, 2, &got, &e), e);
    CHECK_INT(nn_reader_ended(r, "line", &e), NN_E_FORMAT);
    CHECK(strstr(e.msg, "byte 2: bytes follow the line") != NULL);
    CHECK_OK(nn_reader_rest(r, &b, 100, &e), e);
    CHECK_STR((const char *)b.data, "<cdef");
    CHECK_OK(nn_reader_ended(r, "line", &e), e);
    nn_reader_close(r);
    nn_buf_free(&b);
}
static void names(void)
{
    static const char *const good[] = { "run_1", "a.b", "Gr\xc3\xb6\xc3\x9f" "e", "console", "com",
        "com10", ".hidden", "a b" };
    static const struct { const char *name, *why; } bad[] = {
        { "", "is empty" }, { "../../evil", "holds one of /" }, { "a/b", "holds one of /" },
            { "a\\b", "holds one of /" }, { "c:", "holds one of /" }, { "a..b", "holds '..'" },
        { "a\nb", "a control byte" }, { "a\x7f", "a control byte" }, { "a.", "ends in a point" },
            { "a ", "ends in a point" }, { "CON", "a device" }, { "nul.txt", "a device" },
            { "Com7", "a device" },
        { "lpt1 .x", "a device" }, { "a*", "holds one of /" } };
    char text[202];
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < sizeof good / sizeof *good; i++) CHECK_OK(nn_name_check(good[i], &e), e);
    for (i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_REFUSED(bad[i].name,
        nn_name_check(bad[i].name, &e), e, NN_E_ARG, bad[i].why);
    memset(text, 'a', 201);
    text[201] = 0;
    CHECK_REFUSED("long", nn_name_check(text, &e), e, NN_E_ARG, "longer than 200 bytes");
}
static void links_and_modes(void)
{
    nn_lock *l = NULL, *l2 = NULL;
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_io_info in;
    char victim[256], link_path[256];
    static const unsigned modes[] = { 0600, 0666, 0444, 0 };
    size_t i;
    (void)snprintf(victim, sizeof victim, "%s", bin_path("victim"));
    (void)snprintf(link_path, sizeof link_path, "%s", bin_path(".lock"));
    CHECK_OK(nn_file_write(victim, "important content", 17, NULL, &e), e);
    (void)remove(link_path);
    CHECK(symlink("victim", link_path) == 0);
    CHECK_REFUSED("a link", nn_lock_open(&l, bin_dir(), NULL, &e), e, NN_E_IO,
        ".lock: cannot lock: is a symbolic link, remove it");
    CHECK_OK(nn_file_read(&b, victim, NULL, &e), e);
    CHECK_STR((const char *)b.data, "important content");
    (void)remove(link_path);
    CHECK_OK(nn_lock_file(&l, bin_path("one.lock"), NULL, &e), e);
    CHECK_REFUSED("held", nn_lock_file(&l2, bin_path("one.lock"), NULL, &e), e, NN_E_IO,
        "one.lock: locked by process ");
    nn_lock_close(l);
    (void)remove(bin_path("one.lock"));
    for (i = 0; i < 4; i++) {                          /* who may read it stays, mode 0000 and the umask's bits too */
        CHECK(chmod(victim, (mode_t)modes[i]) == 0);
        CHECK_OK(nn_file_write(victim, "new", 3, NULL, &e), e);
        CHECK(nn_io_system()->info(NULL, victim, &in) == 0);
        CHECK_INT(in.perm, modes[i]);
    }
    (void)remove(victim);
    nn_buf_free(&b);
}
static void paths_in_json(void)
{
    static const struct { const char *path, *json; } t[] = {
        { "a/b.csv", "{\"path\":\"a/b.csv\"}" }, { "caf\xe9",
            "{\"path\":\"caf\xef\xbf\xbd\",\"path_hex\":\"636166e9\"}" },
        { "\xff\xfe", "{\"path\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"path_hex\":\"fffe\"}" } };
    size_t i;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_buf b = NN_ZERO;
        nn_json_writer w = NN_ZERO;
        nn_error e = NN_ZERO;
        w.buf = &b;
        nn_json_begin_object(&w);
        nn_json_member_path(&w, "path", t[i].path);
        nn_json_end(&w);
        CHECK_OK(nn_json_finish(&w, &e), e);
        CHECK_STR((const char *)b.data, t[i].json);
        nn_buf_free(&b);
    }
}
int main(void)
{
    RUN(masked);
    RUN(brief);
    RUN(the_rest);
    RUN(names);
    RUN(links_and_modes);
    RUN(paths_in_json);
    RUN(checksums);
    RUN(writing_under_every_fault);
    RUN(flushing);
    RUN(full_disk_and_interruptions);
    RUN(reading);
    RUN(journals);
    RUN(append_cuts_back);
    RUN(folders_and_locks);
    RUN(refusals);
    bin_done();
    return test_report();
}
