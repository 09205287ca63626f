/* tests/test_npy.c - nn_fmt.h [ZIP] [NPY]: headers and archives by table, row ranges, zip64, appending, damage */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include "bin_test.h"
#include <fcntl.h>

static nn_status npy_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_reader *r;
    nn_file_opts o = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_status s;
    if (a) o.alloc = *a;
    o.name = "a.npy";
    o.raw = 1;
    if ((s = nn_reader_memory(&r, p, n, &o, e)) != NN_OK) return s;
    s = nn_npy_read_from(&t, r, &o.alloc, e);
    nn_reader_close(r);
    nn_tensor_free(&t);
    return s;
}
static nn_status npz_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_npz *z;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    size_t i;
    if (a) o.alloc = *a;
    if ((s = nn_npz_memory(&z, p, n, &o, e)) != NN_OK) return s;
    for (i = 0; i < nn_npz_count(z) && s == NN_OK; i++) { nn_tensor t = NN_ZERO; s = nn_npz_get(z, i, &t, e); nn_tensor_free(&t); }
    nn_npz_close(z);
    return s;
}
static void headers(void)
{
    static const struct { const char *dict; size_t data; nn_status s; const char *msg; } t[] = {
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24, NN_OK, "" },
        { "{\"shape\":(2L,),\"descr\":\"f4\",'fortran_order':True}", 8, NN_OK, "" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n", 4, NN_OK, "" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999999), }", 0, NN_OK, "" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 23, NN_E_FORMAT, "header declares 24 bytes of data, 23 present" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000), }", 24, NN_E_FORMAT, "header declares 4000000000000 bytes of data, 24 present" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 24, NN_E_FORMAT, "the product of the shape overflows" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296, 8), }", 0, NN_E_FORMAT, "the product of the shape overflows" },
        { "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 16, NN_E_UNSUPPORTED, "dtype '|O': object arrays are pickles and are never read" },
        { "{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (2,), }", 16, NN_E_UNSUPPORTED, "dates and times" },
        { "{'descr': '<f16', 'fortran_order': False, 'shape': (2,), }", 32, NN_E_UNSUPPORTED, "floats of this width" },
        { "{'descr': '|V4', 'fortran_order': False, 'shape': (2,), }", 8, NN_E_UNSUPPORTED, "raw bytes (V)" },
        { "{'descr': [('x', '<f4'), ('y', '<i4', (2,))], 'fortran_order': False, 'shape': (2,), }", 8, NN_E_UNSUPPORTED, "structured arrays are not supported, fields: x, y" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': [2], }", 8, NN_E_FORMAT, "shape is not a tuple" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2), }", 8, NN_E_FORMAT, "shape is not a tuple" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, NN_E_FORMAT, "expected a size in shape" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (True,), }", 8, NN_E_FORMAT, "expected a size in shape" },
        { "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", 8, NN_E_FORMAT, "fortran_order is neither True nor False" },
        { "{'descr': '<f4', 'shape': (2,), }", 8, NN_E_FORMAT, "key 'fortran_order' is missing" },
        { "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8, NN_E_FORMAT, "key 'descr' twice" },
        { "{'descr': '<f4', 'extra': 1, 'fortran_order': False, 'shape': (2,), }", 8, NN_E_FORMAT, "unknown key" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", 8, NN_E_FORMAT, "text behind the dictionary" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 4, NN_E_LIMIT, "expected at most 8 dimensions" },
        { "{'descr': '<q9', 'fortran_order': False, 'shape': (2,), }", 8, NN_E_UNSUPPORTED, "unknown dtype" } };
    size_t i, n;
    char b[512];
    nn_error e = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_status s;
        n = strlen(t[i].dict);
        memset(b, 0, sizeof b);
        memcpy(b, "\x93NUMPY\x01\0", 8);
        b[8] = (char)n;
        memcpy(b + 10, t[i].dict, n);
        s = npy_parse(b, 10 + n + t[i].data, NULL, &e);
        CHECK_MSG(s == t[i].s && (s == NN_OK || strstr(e.msg, t[i].msg)), "%s: expected %s '%s', got %s '%s'", t[i].dict, nn_status_name(t[i].s), t[i].msg, nn_status_name(s), e.msg);
    }
    b[6] = 4;
    CHECK_INT(npy_parse(b, 100, NULL, &e), NN_E_UNSUPPORTED);
    CHECK(strstr(e.msg, "byte 6: expected version 1.0, 2.0 or 3.0, got 4.0") != NULL);
    CHECK_INT(npy_parse("PK", 2, NULL, &e), NN_E_FORMAT);
    CHECK_INT(npy_parse("\x93NUMPY\x02\0\0\0\0\x40", 12, NULL, &e), NN_E_LIMIT);
}
static void fill(nn_dict *d)
{
    nn_tensor t = NN_ZERO;
    size_t i, shape[3] = { 50, 4, 3 };
    (void)nn_tensor_make(&t, NN_F32, 3, shape, NULL, NULL);
    for (i = 0; i < 600; i++) nn_f32(&t)[i] = (float)i;
    (void)nn_dict_put(d, "x", &t, NULL);
    (void)nn_tensor_scalar_text(&t, "h\xC3\xA9llo", NULL, NULL);
    (void)nn_dict_put(d, "dir/text", &t, NULL);
    (void)nn_tensor_make1(&t, NN_I64, 0, NULL, NULL);
    (void)nn_dict_put(d, "none", &t, NULL);
}
static void rows_maps_and_appending(void)
{
    nn_dict d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_npz *z;
    nn_npz_writer *w;
    nn_buf one = NN_ZERO, two = NN_ZERO;
    int level;
    size_t i;
    fill(&d);
    for (level = 0; level <= 6; level += 6) {
        CHECK_OK(nn_npz_write(bin_path("a.npz"), &d, level, NULL, &e), e);
        CHECK_OK(nn_file_read(&one, bin_path("a.npz"), NULL, &e), e);
        CHECK_OK(nn_npz_write(bin_path("a.npz"), &d, level, NULL, &e), e);
        CHECK_OK(nn_file_read(&two, bin_path("a.npz"), NULL, &e), e);
        CHECK(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);      /* deterministic */
        one.len = two.len = 0;
        CHECK_OK(nn_npz_open(&z, bin_path("a.npz"), NULL, &e), e);
        CHECK_INT(nn_npz_find(z, "dir/text"), 1);
        CHECK_INT(nn_npz_find(z, "absent"), SIZE_MAX);
        for (i = 0; i < 50; i += 7) {
            size_t n = i + 7 > 50 ? 1 : 7;
            CHECK_OK(nn_npz_get_rows(z, 0, i, n, &t, &e), e);
            CHECK(t.shape[0] == n && nn_f32(&t)[0] == (float)(12 * i) && nn_f32(&t)[12 * n - 1] == (float)(12 * (i + n) - 1));
            nn_tensor_free(&t);
        }
        CHECK_OK(nn_npz_get_rows(z, 0, 3, 2, &t, &e), e);       /* backwards too */
        CHECK(nn_f32(&t)[0] == 36.0f);
        nn_tensor_free(&t);
        CHECK_INT(nn_npz_get_rows(z, 0, 49, 2, &t, &e), NN_E_ARG);
        if (level == 0) { CHECK_OK(nn_npz_map(z, 0, &t, &e), e); CHECK(((uintptr_t)t.data & 63) == 0 && nn_f32(&t)[599] == 599.0f && t.capacity == 0); nn_tensor_free(&t); }
        else { CHECK_INT(nn_npz_map(z, 0, &t, &e), NN_E_UNSUPPORTED); CHECK(strstr(e.msg, "the member is compressed") != NULL); }
        nn_npz_close(z);
        CHECK_OK(nn_npz_create(&w, bin_path("a.npz"), 1, NULL, &e), e);
        CHECK_OK(nn_npz_put(w, "more", &d.items[0].value, 9, &e), e);
        CHECK_INT(nn_npz_put(w, "x", &d.items[0].value, 0, &e), NN_E_ARG);
        nn_npz_abort(w);
        CHECK_OK(nn_npz_create(&w, bin_path("a.npz"), 1, NULL, &e), e);
        CHECK_OK(nn_npz_put(w, "more", &d.items[0].value, 9, &e), e);
        CHECK_OK(nn_npz_commit(w, &e), e);
        {
            nn_dict r = NN_ZERO;
            CHECK_OK(nn_npz_read(&r, bin_path("a.npz"), NULL, &e), e);
            CHECK(r.count == 4 && memcmp(nn_dict_get(&r, "more")->data, d.items[0].value.data, 2400) == 0);
            nn_dict_free(&r);
        }
    }
    CHECK_INT(bin_count(), 1);
    nn_file_remove(bin_path("a.npz"), NULL, NULL);
    nn_dict_free(&d);
    nn_buf_free(&one);
    nn_buf_free(&two);
}
static void many_members(void)
{
    nn_buf b = NN_ZERO;
    nn_zip_writer *w;
    nn_zip *z;
    nn_error e = NN_ZERO;
    int i;
    char name[16], c = 0;
    CHECK_OK(nn_zip_create_memory(&w, &b, NULL, &e), e);
    for (i = 0; i < 70000 && !test_bad; i++) {
        (void)snprintf(name, sizeof name, "m%d", i);
        CHECK_OK(nn_zip_begin(w, name, 1, 0, &e), e);
        CHECK_OK(nn_zip_put(w, "x", 1, &e), e);
        CHECK_OK(nn_zip_end(w, &e), e);
    }
    CHECK_OK(nn_zip_commit(w, &e), e);
    CHECK_OK(nn_zip_memory(&z, b.data, b.len, NULL, &e), e);
    CHECK_INT(nn_zip_count(z), 70000);
    CHECK_OK(nn_zip_read(z, nn_zip_find(z, "m69999"), 0, &c, 1, &e), e);
    CHECK(c == 'x');
    nn_zip_close(z);
    nn_buf_free(&b);
}
/* The system's table, but zeros are left out of the file: what follows is moved over them. */
static int sparse_write(void *u, intptr_t h, const void *b, size_t n, size_t *done)
{
    if (n >= 4096 && ((const char *)b)[0] == 0 && memcmp(b, (const char *)b + 1, n - 1) == 0) {
        if (lseek((int)h, (off_t)n, SEEK_CUR) < 0) return errno;
        *done = n;
        return 0;
    }
    return BIN_SYS->write(u, h, b, n, done);
}
static void beyond_four_gib(void)                      /* sizes and offsets that need zip64, by rows, in a sparse file, in bounded memory */
{
    enum { ROW = 1 << 18, ROWS = 4100 };               /* 1 MiB each */
    test_heap h = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_io io = *nn_io_system();
    nn_error e = NN_ZERO;
    nn_npz_writer *w = NULL;
    nn_npz *z = NULL;
    nn_npy_info info;
    nn_tensor t = NN_ZERO;
    size_t shape[2] = { ROWS, ROW }, r;
    float *row = (float *)calloc(ROW, sizeof *row);
    const char *path = bin_path("big.npz");
    nn_status s;
    int fd = open(path, O_CREAT | O_RDWR, 0600), can;
    can = sizeof(size_t) > 4 && sizeof(off_t) > 4 && fd >= 0 && row && lseek(fd, ((off_t)5) << 30, SEEK_SET) > 0 && write(fd, "x", 1) == 1;
    if (fd >= 0) (void)close(fd);
    (void)remove(path);
    if (!can) { free(row); SKIP("no sparse files of 5 GiB here"); }
    io.write = sparse_write;
    o.io = &io;
    o.alloc = test_heap_hooks(&h);
    CHECK_OK(s = nn_npz_create(&w, path, 0, &o, &e), e);
    if (s == NN_OK) CHECK_OK(nn_npz_begin(w, "big", NN_F32, 2, shape, 0, &e), e);
    for (r = 0; r < ROWS && s == NN_OK && row; r++) {
        if (r % 1000 == 7 || r == ROWS - 1) row[5] = (float)r;
        s = nn_npz_rows(w, row, ROW * sizeof *row, &e);
        row[5] = 0;
    }
    CHECK_OK(s, e);
    if (s == NN_OK) s = nn_npz_end(w, &e);
    CHECK_OK(nn_tensor_scalar_i64(&t, 42, NULL, &e), e);
    if (s == NN_OK) s = nn_npz_put(w, "behind", &t, 0, &e);
    nn_tensor_free(&t);
    if (s == NN_OK) { s = nn_npz_commit(w, &e); w = NULL; }
    CHECK_OK(s, e);
    nn_npz_abort(w);
    if (s == NN_OK) CHECK_OK(s = nn_npz_open(&z, path, &o, &e), e);
    if (s == NN_OK) {
        CHECK_OK(nn_npz_info(z, 0, &info, &e), e);
        CHECK(info.bytes == (uint64_t)ROWS << 20 && info.shape[0] == ROWS);
        CHECK_OK(nn_npz_get_rows(z, 0, ROWS - 2, 2, &t, &e), e);
        CHECK(nn_f32(&t)[5] == 0 && nn_f32(&t)[ROW + 5] == (float)(ROWS - 1) && nn_f32(&t)[ROW + 6] == 0);
        nn_tensor_free(&t);
        CHECK_OK(nn_npz_get_rows(z, 0, 3007, 1, &t, &e), e);
        CHECK(nn_f32(&t)[5] == 3007.0f);
        nn_tensor_free(&t);
        CHECK_OK(nn_npz_get(z, nn_npz_find(z, "behind"), &t, &e), e);
        CHECK(nn_i64(&t)[0] == 42);
        nn_tensor_free(&t);
    }
    nn_npz_close(z);
    CHECK_INT(h.live, 0);
    CHECK_MSG(h.peak <= 4l << 20, "%ld bytes of memory", h.peak);
    (void)remove(path);
    free(row);
}
static void damage_and_starvation(void)
{
    nn_dict d = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    int level;
    fill(&d);
    for (level = 0; level <= 6; level += 6) {
        b.len = 0;
        CHECK_OK(nn_npz_write(bin_path("d.npz"), &d, level, NULL, &e), e);
        CHECK_OK(nn_file_read(&b, bin_path("d.npz"), NULL, &e), e);
        CHECK(bin_damage(npz_parse, b.data, b.len, 3, 7) < 400);   /* dates, versions, padding and attributes carry nothing */
        bin_starve(npz_parse, b.data, b.len);
        b.data[40 + 128] ^= 1;
        CHECK(npz_parse(b.data, b.len, NULL, &e) != NN_OK);
    }
    nn_file_remove(bin_path("d.npz"), NULL, NULL);
    nn_dict_free(&d);
    nn_buf_free(&b);
}
static void unsafe_archives(void)
{
    nn_buf b = NN_ZERO;
    nn_zip_writer *w;
    nn_error e = NN_ZERO;
    size_t cd;
    static const struct { size_t at; const char *bytes; size_t n; nn_status s; const char *msg; } t[] = {   /* patches of the directory entry of the second member */
        { 10, "\x09", 1, NN_E_UNSUPPORTED, "expected method 0 (stored) or 8 (deflate), got 9" },
        { 8, "\x01", 1, NN_E_UNSUPPORTED, "encrypted members are not supported" },
        { 42, "\x00\x00\x00\x00", 4, NN_E_FORMAT, "members overlap" },
        { 42, "\xff\x00\x00\x00", 4, NN_E_FORMAT, "member reaches into the directory" },
        { 46, "../x", 4, NN_E_FORMAT, "'..' in a member name" },
        { 46, "/abc", 4, NN_E_FORMAT, "absolute member name" },
        { 46, "a\\bc", 4, NN_E_FORMAT, "backslash in a member name" },
        { 46, "a\0bc", 4, NN_E_FORMAT, "NUL in a member name" },
        { 46, "aaaa", 4, NN_E_FORMAT, "two members are called 'aaaa'" },
        { 46, "cccc", 4, NN_E_FORMAT, "different names" },
        { 24, "\x02\x00\x00\x00", 4, NN_E_FORMAT, "stored member with two sizes" },
        { 16, "\x00", 1, NN_E_FORMAT, "different checksums" } };
    size_t i;
    CHECK_OK(nn_zip_create_memory(&w, &b, NULL, &e), e);
    CHECK_OK(nn_zip_begin(w, "aaaa", 3, 0, &e), e); CHECK_OK(nn_zip_put(w, "one", 3, &e), e); CHECK_OK(nn_zip_end(w, &e), e);
    CHECK_OK(nn_zip_begin(w, "bbbb", 3, 0, &e), e); CHECK_OK(nn_zip_put(w, "two", 3, &e), e); CHECK_OK(nn_zip_end(w, &e), e);
    CHECK_INT(nn_zip_begin(w, "../up", 3, 0, &e), NN_E_ARG);
    CHECK_OK(nn_zip_commit(w, &e), e);
    cd = nni_le32(b.data + b.len - 6) + 50;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        unsigned char *x = (unsigned char *)malloc(b.len);
        nn_zip *z = NULL;
        char out[3];
        nn_status s;
        memcpy(x, b.data, b.len);
        memcpy(x + cd + t[i].at, t[i].bytes, t[i].n);
        s = nn_zip_memory(&z, x, b.len, NULL, &e);
        if (s == NN_OK) s = nn_zip_read(z, 1, 0, out, nn_zip_at(z, 1)->size < 3 ? 2 : 3, &e);
        CHECK_MSG(s == t[i].s && strstr(e.msg, t[i].msg), "case %zu: expected %s '%s', got %s '%s'", i, nn_status_name(t[i].s), t[i].msg, nn_status_name(s), e.msg);
        nn_zip_close(z);
        free(x);
    }
    nn_buf_free(&b);
}
static void writing_under_every_fault(void)
{
    nn_dict d = NN_ZERO;
    nn_error e = NN_ZERO;
    long k;
    fill(&d);
    for (k = 1; k < 300; k++) {
        bin_faults f = NN_ZERO;
        nn_io io = bin_table(&f);
        nn_file_opts o = NN_ZERO;
        nn_status s;
        o.io = &io;
        f.fail_at = k;
        f.sticky = (int)(k & 1);
        s = nn_npz_write(bin_path("f.npz"), &d, (int)(k % 2) * 6, &o, &e);
        CHECK_INT(f.opened, 0);
        CHECK(bin_count() <= 1);
        if (f.calls < k) { CHECK_INT(s, NN_OK); break; }
    }
    for (k = 1; k < 500; k++) {
        test_heap h = NN_ZERO;
        nn_file_opts o = NN_ZERO;
        nn_status s;
        o.alloc = test_heap_hooks(&h);
        h.fail_at = k;
        s = nn_npz_write(bin_path("f.npz"), &d, (int)(k % 2) * 6, &o, &e);
        CHECK_INT(h.live, 0);
        if (s == NN_OK && h.calls < k) break;
        CHECK_INT(s, NN_E_NOMEM);
    }
    nn_file_remove(bin_path("f.npz"), NULL, NULL);
    nn_dict_free(&d);
}
static nn_status idx_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_reader *r;
    nn_file_opts o = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_status s;
    if (a) o.alloc = *a;
    o.name = "a.idx";
    if ((s = nn_reader_memory(&r, p, n, &o, e)) != NN_OK) return s;
    s = nn_idx_read_from(&t, r, &o.alloc, e);
    nn_reader_close(r);
    nn_tensor_free(&t);
    return s;
}
static void idx_headers(void)
{
    static const bin_case t[] = {
        { "two bytes", "\0\0\x08\x01\0\0\0\x02" "ab", 10, NN_OK, "" },
        { "no elements", "\0\0\x08\x02\0\0\0\0\0\0\0\x05", 12, NN_OK, "" },
        { "empty", "", 0, NN_E_FORMAT, "a.idx: byte 0: not an IDX file" },
        { "magic", "\x01\0\x08\x01", 4, NN_E_FORMAT, "a.idx: byte 0: not an IDX file" },
        { "type 0x0a", "\0\0\x0a\x01", 4, NN_E_FORMAT, "a.idx: byte 0: not an IDX file" },
        { "no dimension", "\0\0\x08\0", 4, NN_E_FORMAT, "a.idx: byte 0: not an IDX file" },
        { "nine dimensions", "\0\0\x08\x09", 4, NN_E_LIMIT, "a.idx: byte 3: expected at most 8 dimensions, got 9" },
        { "header cut", "\0\0\x08\x02\0\0\0\x02\0", 9, NN_E_FORMAT, "a.idx: byte 9: cut short in the header" },
        { "data cut", "\0\0\x0d\x01\0\0\0\x02" "abcdefg", 15, NN_E_FORMAT, "8 bytes" },
        { "2^96 bytes", "\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16, NN_E_FORMAT, "" } };
    bin_table_test(idx_parse, t, sizeof t / sizeof *t);
    (void)bin_damage(idx_parse, t[0].bytes, t[0].n, 1, 1);
    bin_starve(idx_parse, t[0].bytes, t[0].n);
}
static void mnist(void)
{
    char path[1024];
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    nn_error e = NN_ZERO;
    if (!test_data()) SKIP("no data files");
    (void)snprintf(path, sizeof path, "%s/mnist/t10k-images-idx3-ubyte.gz", test_data());
    CHECK_OK(nn_idx_read(&x, path, NULL, &e), e);
    (void)snprintf(path, sizeof path, "%s/mnist/t10k-labels-idx1-ubyte.gz", test_data());
    CHECK_OK(nn_idx_read(&y, path, NULL, &e), e);
    CHECK(x.ndim == 3 && x.shape[0] == 10000 && x.shape[1] == 28 && x.shape[2] == 28 && y.shape[0] == 10000 && nn_u8(&y)[0] == 7 && nn_u8(&y)[9999] == 6);
    CHECK_OK(nn_idx_write(bin_path("i"), &y, NULL, &e), e);
    nn_tensor_free(&x);
    CHECK_OK(nn_idx_read(&x, bin_path("i"), NULL, &e), e);
    CHECK(memcmp(x.data, y.data, 10000) == 0);
    nn_file_remove(bin_path("i"), NULL, NULL);
    nn_tensor_free(&x);
    nn_tensor_free(&y);
}
int main(void)
{
    RUN(headers);
    RUN(rows_maps_and_appending);
    RUN(many_members);
    RUN(beyond_four_gib);
    RUN(damage_and_starvation);
    RUN(unsafe_archives);
    RUN(writing_under_every_fault);
    RUN(idx_headers);
    RUN(mnist);
    bin_done();
    return test_report();
}
