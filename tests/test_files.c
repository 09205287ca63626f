/* tests/test_files.c - nn_fmt.h's files where there is no POSIX: through stdio alone (as make test builds it), or, built with
 * -DFILES_OF_SYSTEM, through the system's own table (tests/platforms.sh: Windows under wine).
 * Nothing is lost, nothing is mixed; what cannot be done is NN_E_UNSUPPORTED. */
#define _FILE_OFFSET_BITS 64         /* as the programs do: 32-bit systems hold large files, too */
#ifndef FILES_OF_SYSTEM
#define NN_NO_POSIX
#endif
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"

static const nn_io *io;
static nn_error e;
static int says(const char *path, const char *text)
{
    nn_buf b = NN_ZERO;
    const int ok = nn_file_read(&b, path, NULL, &e) == NN_OK && b.len == strlen(text) && memcmp(b.data, text, b.len) == 0;
    if (!ok) printf("%s: wanted '%s', got '%s'\n", path, text, b.len ? (const char *)b.data : e.msg);
    nn_buf_free(&b);
    return ok;
}
static int put(const char *path, const char *text) { return nn_file_write(path, text, strlen(text), NULL, &e) == NN_OK; }
static void two_writers(void)
{
    nn_writer *a = NULL, *b = NULL, *c = NULL;
    CHECK(put("files_a.tmp", "old a"));
    CHECK(nn_writer_open(&a, "files_a.tmp", NULL, &e) == NN_OK);
    CHECK(nn_writer_open(&b, "files_b.tmp", NULL, &e) == NN_OK);
    CHECK(nn_writer_open(&c, "files_a.tmp", NULL, &e) == NN_OK);
    CHECK(nn_writer_text(a, "this is a, the longer one\n", &e) == NN_OK);
    CHECK(nn_writer_text(b, "this is b\n", &e) == NN_OK);
    CHECK(nn_writer_text(c, "c", &e) == NN_OK);
    CHECK(says("files_a.tmp", "old a"));
    CHECK(nn_writer_commit(a, &e) == NN_OK);
    CHECK(nn_writer_commit(b, &e) == NN_OK);
    CHECK(says("files_a.tmp", "this is a, the longer one\n"));
    CHECK(says("files_b.tmp", "this is b\n"));
    nn_writer_abort(c);
    CHECK(says("files_a.tmp", "this is a, the longer one\n"));
}
static void create_keeps_its_promise(void)
{
    intptr_t h = 0;
    nn_io_info in;
    CHECK(put("files_c.tmp", "precious"));
    CHECK(io->open(NULL, &h, "files_c.tmp", NN_IO_CREATE, 0644) == EEXIST);
    CHECK(says("files_c.tmp", "precious"));
    CHECK(io->info(NULL, "files_c.tmp", &in) == 0 && in.size == 8 && in.is_file && !in.is_dir);
    CHECK(io->info(NULL, ".", &in) == 0 && in.is_dir && !in.is_file);
    CHECK(io->info(NULL, "files_none.tmp", &in) == ENOENT);
    CHECK(io->open(NULL, &h, "files_none.tmp", NN_IO_READ, 0) == ENOENT);
}
/* a rename that fails leaves the old file, and no temporary behind */
static int no_rename(void *u, const char *from, const char *to) { (void)u; (void)from; (void)to; return EACCES; }
static void failed_replace(void)
{
    nn_io broken = *io;
    nn_file_opts o = NN_ZERO;
    intptr_t h = 0;
    char tmp[64];
    CHECK(put("files_d.tmp", "old contents"));
    broken.rename = no_rename;
    o.io = &broken;
    CHECK(nn_file_write("files_d.tmp", "new", 3, &o, &e) == NN_E_IO);
    CHECK(says("files_d.tmp", "old contents"));
    (void)snprintf(tmp, sizeof tmp, ".nntmp-%ld-0", nni_process());
    CHECK(io->open(NULL, &h, tmp, NN_IO_READ, 0) == ENOENT);
    /* a folder in the way */
    CHECK(io->rename(NULL, "files_d.tmp", "..") != 0);
    CHECK(says("files_d.tmp", "old contents"));
}
static void read_while_replaced(void)
{
    nn_reader *r = NULL;
    nn_status s;
    CHECK(put("files_e.tmp", "old contents"));
    CHECK(nn_reader_open(&r, "files_e.tmp", NULL, &e) == NN_OK);
    s = nn_file_write("files_e.tmp", "new", 3, NULL, &e);
    nn_reader_close(r);
    CHECK(s == NN_OK || s == NN_E_IO);
    CHECK(says("files_e.tmp", s == NN_OK ? "new" : "old contents"));
}
static void bytes_are_bytes(void)
{
    static const char text[] = "a\r\nb\n\x1a" "c\r\nd\n";
    CHECK(put("files_f.tmp", text));
    CHECK(says("files_f.tmp", text));
}
static void appends(void)
{
    nn_append *a = NULL;
    CHECK(put("files_g.tmp", "one\ntwo\n"));
    CHECK(nn_append_open(&a, "files_g.tmp", 4, NULL, &e) == NN_OK);
    CHECK(nn_append_put(a, "three\n", 6, &e) == NN_OK);
    CHECK(nn_append_close(a, &e) == NN_OK);
    CHECK(says("files_g.tmp", "one\nthree\n"));
}
static void locks(void)
{
    nn_lock *a = NULL, *b = NULL;
    nn_status s = nn_lock_file(&a, "files_h.tmp", NULL, &e);
#ifdef FILES_OF_SYSTEM
    CHECK(s == NN_OK);
    CHECK(nn_lock_file(&b, "files_h.tmp", NULL, &e) == NN_E_IO && strstr(e.msg, "locked by process "));
    nn_lock_close(a);
    CHECK(nn_lock_file(&b, "files_h.tmp", NULL, &e) == NN_OK);
    nn_lock_close(b);
#else
    CHECK(s == NN_E_UNSUPPORTED && !a && !b && strstr(e.msg, "not possible on this system"));
#endif
}
static void folders(void)
{
    nn_buf names = NN_ZERO;
    size_t n = 0;
#ifdef FILES_OF_SYSTEM
    char deep[400] = "files_folder";
    int i;
    CHECK(nn_dir_make("files_folder/sub", NULL, &e) == NN_OK);
    CHECK(put("files_folder/\xc3\xa4\xf0\x9f\x90\xa7.txt", "named"));
    CHECK(says("files_folder/\xc3\xa4\xf0\x9f\x90\xa7.txt", "named"));
    CHECK(nn_dir_list(&names, &n, "files_folder", NULL, &e) == NN_OK && n >= 2);
    CHECK(names.len > 11 && strcmp((const char *)names.data + names.len - 11, "\xc3\xa4\xf0\x9f\x90\xa7.txt") == 0);
    for (i = 0; i < 7; i++) strcat(deep, "/a_name_that_is_not_short_at_all_but_forty");
    CHECK(nn_dir_make(deep, NULL, &e) == NN_OK);
    strcat(deep, "/x.txt");
    CHECK(put(deep, "deep"));
    CHECK(says(deep, "deep"));
#ifdef _WIN32
    CHECK(put("files_folder\\sub\\y.txt", "y"));
    CHECK(says("files_folder/sub/y.txt", "y"));
#endif
#else
    CHECK(nn_dir_make("files_folder", NULL, &e) == NN_E_UNSUPPORTED);
    CHECK(nn_dir_list(&names, &n, ".", NULL, &e) == NN_E_UNSUPPORTED);
    CHECK(nn_dir_make(".", NULL, &e) == NN_OK);
#endif
    nn_buf_free(&names);
}
#ifdef FILES_OF_SYSTEM
static void large(void)
{
    const uint64_t far = (uint64_t)3 << 30;
    intptr_t h = 0;
    uint64_t size = 0;
    size_t done = 0;
    nn_reader *r = NULL;
    char b[4] = { 0 };
    (void)io->remove(NULL, "files_i.tmp");
    if (io->open(NULL, &h, "files_i.tmp", NN_IO_CREATE, 0644) != 0) { CHECK(0); return; }
    CHECK(io->seek(NULL, h, far) == 0);
    CHECK(io->write(NULL, h, "tail", 4, &done) == 0 && done == 4);
    CHECK(io->sync(NULL, h) == 0);
    CHECK(io->close(NULL, h) == 0);
    CHECK(nn_file_size(&size, "files_i.tmp", NULL, &e) == NN_OK && size == far + 4);
    CHECK(nn_reader_open(&r, "files_i.tmp", NULL, &e) == NN_OK);
    CHECK(nn_reader_read_at(r, far, b, 4, &e) == NN_OK && memcmp(b, "tail", 4) == 0);
    nn_reader_close(r);
    CHECK(nn_file_remove("files_i.tmp", NULL, &e) == NN_OK);
}
static void maps(void)
{
    intptr_t h = 0;
    void *p = NULL;
    CHECK(put("files_j.tmp", "mapped"));
    CHECK(io->open(NULL, &h, "files_j.tmp", NN_IO_READ, 0) == 0);
    CHECK(io->map(NULL, h, 6, &p) == 0 && p && memcmp(p, "mapped", 6) == 0);
    CHECK(io->unmap(NULL, p, 6) == 0);
    CHECK(io->close(NULL, h) == 0);
}
#endif
/* "copy": standard input to standard output, byte by byte */
static int copy(void)
{
    nn_buf b = NN_ZERO;
    if (nn_file_read(&b, "-", NULL, &e) != NN_OK || nn_file_write("-", b.data, b.len, NULL, &e) != NN_OK) {
        fprintf(stderr, "%s\n", e.msg);
        return 1;
    }
    nn_buf_free(&b);
    return 0;
}
int main(int argc, char **argv)
{
    char name[] = "files_a.tmp";
    int i;
    io = nn_io_system();
    if (argc > 1 && strcmp(argv[1], "copy") == 0) return copy();
    RUN(two_writers);
    RUN(create_keeps_its_promise);
    RUN(failed_replace);
    RUN(read_while_replaced);
    RUN(bytes_are_bytes);
    RUN(appends);
    RUN(locks);
    RUN(folders);
#ifdef FILES_OF_SYSTEM
    RUN(large);
    RUN(maps);
#endif
    for (i = 0; i < 10; i++) { name[6] = (char)('a' + i); (void)io->remove(NULL, name); }
    return test_report();
}
