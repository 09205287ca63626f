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
/* big-endian complex: each part is turned by itself */
static void complex_of_other_order(void)
{
    static const unsigned char c8[8] = { 0x3f, 0xc0, 0, 0, 0xc0, 0x10, 0, 0 };
    static const unsigned char c16[16] = { 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0x02, 0, 0, 0, 0, 0, 0 };
    int k;
    for (k = 0; k < 2; k++) {
        nn_buf b = NN_ZERO;
        nn_reader *r = NULL;
        nn_tensor t = NN_ZERO;
        nn_error e = NN_ZERO;
        CHECK_OK(nn_buf_put(&b, "\x93NUMPY\1\0\x46\0", 10, &e), e);
        CHECK_OK(nn_buf_text(&b, k ? "{'descr': '>c16', 'fortran_order': False, 'shape': (1,), }           \n" :
                                     "{'descr': '>c8', 'fortran_order': False, 'shape': (1,), }            \n", &e), e);
        CHECK_INT(b.len, 80);
        CHECK_OK(nn_buf_put(&b, k ? c16 : c8, k ? 16 : 8, &e), e);
        CHECK_OK(nn_reader_memory(&r, b.data, b.len, NULL, &e), e);
        CHECK_OK(nn_npy_read_from(&t, r, NULL, &e), e);
        if (k == 0 && t.data) CHECK(((const float *)t.data)[0] == 1.5f && ((const float *)t.data)[1] == -2.25f);
        if (k == 1 && t.data) CHECK(((const double *)t.data)[0] == 1.5 && ((const double *)t.data)[1] == -2.25);
        nn_reader_close(r);
        nn_tensor_free(&t);
        nn_buf_free(&b);
    }
}
static void headers(void)
{
    static const struct { const char *dict; size_t data; nn_status s; const char *msg; } t[] = {
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24, NN_OK, "" },
        { "{\"shape\":(2L,),\"descr\":\"f4\",'fortran_order':True}", 8, NN_OK, "" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n", 4, NN_OK, "" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999999), }", 0,
            sizeof(size_t) > 4 ? NN_OK : NN_E_FORMAT, "size in shape too large" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 23, NN_E_FORMAT, "header declares 24 bytes of data, 23 present" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000), }", 24, NN_E_FORMAT,
            WIDE("header declares 4000000000000 bytes of data, 24 present",
            "the product of the shape overflows") },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 24, NN_E_FORMAT,
            WIDE("the product of the shape overflows", "size in shape too large") },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296, 8), }", 0,
            NN_E_FORMAT, WIDE("the product of the shape overflows", "size in shape too large") },
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
        { "{'shape': (2,), 'fortran_order': False, }", 8, NN_E_FORMAT, "a.npy: byte 51: bad header: key 'descr' is missing" },
        { "{'descr': '<f4', 'fortran_order': False, }", 8, NN_E_FORMAT, "a.npy: byte 52: bad header: key 'shape' is missing" },
        { "{'descr': '<f4', 'fortran_order': False, 'fortran_order': False, 'shape': (2,), }", 8, NN_E_FORMAT, "a.npy: byte 67: bad header: key 'fortran_order' twice" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'shape': (2,), }", 8, NN_E_FORMAT, "a.npy: byte 74: bad header: key 'shape' twice" },
        { "x", 8, NN_E_FORMAT, "a.npy: byte 10: bad header: expected '{'" },
        { "{1: 2}", 8, NN_E_FORMAT, "a.npy: byte 11: bad header: expected a quoted key and ':'" },
        { "{'descr': 4}", 8, NN_E_FORMAT, "a.npy: byte 20: bad header: descr is not text" },
        { "{'descr': '<f4' 'shape'}", 8, NN_E_FORMAT, "a.npy: byte 26: bad header: expected ',' or '}'" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3 4), }", 8, NN_E_FORMAT, "a.npy: byte 66: bad header: expected ',' or ')' in shape" },   /* (size in shape too large: where size_t has 32 bits) */
        { "{'descr': [('\x1b[2J', '<f4'), ('a\nb', '<f4')], }", 8, NN_E_UNSUPPORTED, "a.npy: byte 10: structured arrays are not supported, fields: ?[2J, a?b" },
        { "{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", 4, NN_OK, "" },
        { "{'descr': '<f4', 'extra': 1, 'fortran_order': False, 'shape': (2,), }", 8, NN_E_FORMAT, "unknown key" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", 8, NN_E_FORMAT, "text behind the dictionary" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 4, NN_E_LIMIT, "expected at most 8 dimensions" },
        { "{'descr': '<q9', 'fortran_order': False, 'shape': (2,), }", 8, NN_E_UNSUPPORTED, "unknown dtype" } };
    size_t i, n;
    char b[512];
    nn_error e = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        n = strlen(t[i].dict);
        memset(b, 0, sizeof b);
        memcpy(b, "\x93NUMPY\x01\0", 8);
        b[8] = (char)n;
        memcpy(b + 10, t[i].dict, n);
        CHECK_REFUSED(t[i].dict, npy_parse(b, 10 + n + t[i].data, NULL, &e), e, t[i].s, t[i].msg);
    }
    {
        static const bin_case c[] = {
            { "version 4", "\x93NUMPY\x04\0\x10\0", 10, NN_E_UNSUPPORTED, "a.npy: byte 6: expected version 1.0, 2.0 or 3.0, got 4.0" },
            { "nothing", "", 0, NN_E_FORMAT, "a.npy: byte 0: not a .npy array: no magic bytes" },
            { "another file", "PK", 2, NN_E_FORMAT, "a.npy: byte 0: not a .npy array: no magic bytes" },
            { "magic alone", "\x93NUMPY\x01", 7, NN_E_FORMAT, "a.npy: byte 0: cut short in the header" },
            { "version 2, cut", "\x93NUMPY\x02\0\x10\0", 10, NN_E_FORMAT, "a.npy: byte 10: cut short in the header" },
            { "version 2, huge", "\x93NUMPY\x02\0\0\0\0\x40", 12, NN_E_LIMIT, "a.npy: byte 8: expected at most 65536 bytes of header, got 1073741824" },
            { "header cut", "\x93NUMPY\x01\0\x10\0{'descr'", 18, NN_E_FORMAT, "a.npy: byte 18: cut short in the header" },
            { "no character", "\x93NUMPY\x01\0\x39\0{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }a\0\0\0\0\xd8\0\0", 75, NN_E_FORMAT, "a.npy: element 0 holds 0xd800, which is no Unicode code point" } };
        bin_table_test(npy_parse, c, sizeof c / sizeof *c);
    }
}
/* ---- structured arrays and dates, by field */
static nn_status parts_of(nn_dict *d, nn_buf *units, nn_buf *left, const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_reader *r;
    nn_npy_parts to = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    to.arrays = d;
    to.units = units;
    to.left = left;
    if (a) o.alloc = d->alloc = *a;
    o.name = "a.npy";
    if ((s = nn_reader_memory(&r, p, n, &o, e)) != NN_OK) return s;
    s = nn_npy_read_parts_from(&to, "", r, &o.alloc, e);
    if (s == NN_OK) s = nn_reader_ended(r, "array", e);
    nn_reader_close(r);
    return s;
}
static nn_status parts_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_dict d = NN_ZERO;
    nn_buf units = NN_ZERO;
    nn_status s;
    if (a) units.alloc = *a;
    s = parts_of(&d, &units, NULL, p, n, a, e);
    nn_dict_free(&d);
    nn_buf_free(&units);
    return s;
}
static size_t put_npy(char *b, const char *type, const char *rest, const void *data, size_t n)
{
    size_t len = strlen(type) + strlen(rest) + 11;
    memcpy(b, "\x93NUMPY\x01\0", 8);
    b[8] = (char)(len & 255);
    b[9] = (char)(len >> 8);
    (void)sprintf(b + 10, "{'descr': %s%s}", type, rest);
    if (n) memcpy(b + 10 + len, data, n);
    return 10 + len + n;
}
static void fields(void)
{
    /* big-endian, unaligned, padded, with a title, nested, with a shape of its own, dates */
    static const char type[] = "[('x', '>i2'), ('', '|V3'), (('long', 'y'), '<f4'), ('p', [('a', '|u1'), ('q', '|S2', (2,))], (2, 1)), ('t', '<M8[ns]')]";
    static const char rest[] = ", 'fortran_order': False, 'shape': (2,), ";
    static const unsigned char record[] = {
        0xFF, 0xFE, 9, 9, 9, 0, 0, 0xC0, 0x3F, 1, 'a', 'b', 'c', 0, 2, 'd', 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0,
        0x01, 0x02, 9, 9, 9, 0, 0, 0, 0xC0, 3, 'e', 0, 'f', 'g', 4, 0, 0, 'h', 0, 0, 0, 0, 0, 0, 0, 0, 0x80 };
    static const struct { const char *type, *rest; size_t data; nn_status s; const char *msg; } bad[] = {
        { "[('x', '<f4')]", rest, 7, NN_E_FORMAT, "header declares 8 bytes of data, 7 present" },
        { "[('x', '<f4')]", rest, 9, NN_E_FORMAT, "bytes follow the array" },
        { "[('x', '<f4'), ('o', '|O')]", rest, 24, NN_E_UNSUPPORTED, "object arrays are pickles" },
        { "[('x', '<f4'), ('g', '<f16')]", rest, 40, NN_E_UNSUPPORTED, "field 'g': floats of this width" },
        { "[('v', '|V4')]", rest, 8, NN_E_UNSUPPORTED, "field 'v': raw bytes" },
        { "[('x', '<f4'), ('x', '<f4')]", rest, 16, NN_E_FORMAT, "two fields are called 'x'" },
        { "[('x', '<M8[n?]')]", rest, 16, NN_E_UNSUPPORTED, "dates and times" },
        { "[('x', '<q4')]", rest, 16, NN_E_UNSUPPORTED, "unknown dtype" },
        { "[('a", "", 0, NN_E_FORMAT, "byte 25: bad header: a list of fields that does not end" },        /* a quote and a bracket that nothing closes */
        { "[('x', '<f4', (9999999999999, 9999999999999))]", rest, 8, NN_E_FORMAT, WIDE("a field that is too large", "expected a field's shape") },
        { "[('x', '|V99999999999')]", rest, 8, NN_E_UNSUPPORTED, "unknown dtype" },
        { "[('x', '<f4', (268435456,)), ('y', '<f4', (268435456,))]", ", 'fortran_order': False, 'shape': (4294967296, 4294967296), ", 8, NN_E_FORMAT,
            WIDE("the product of the shape overflows", "size in shape too large") },
        { "[('x', '<f4'", rest, 8, NN_E_FORMAT, "bad header: a list of fields that does not end" },
        { "['x']", rest, 8, NN_E_FORMAT, "expected a field" },
        { "[(1, '<f4')]", rest, 8, NN_E_FORMAT, "expected a field's name" },
        { "[(('x', '<f4')]", rest, 8, NN_E_FORMAT, "expected a field's name" },
        { "[('x', 4)]", rest, 8, NN_E_FORMAT, "expected a field's type" },
        { "[('x', '<f4', 2)]", rest, 8, NN_E_FORMAT, "expected a field's shape" },
        { "[('x', '<f4', (1,1,1,1,1,1,1,1,1))]", rest, 8, NN_E_FORMAT, "expected a field's shape" },
        { "[('x', '<f4', (1,1,1,1,1,1,1,1))]", rest, 8, NN_E_UNSUPPORTED, "field 'x': more than 8 dimensions" },
        { "[('x', '<f4' 'y')]", rest, 8, NN_E_FORMAT, "expected ')' behind a field" },
        { "[('x', '<f4') ('y', '<f4')]", rest, 8, NN_E_FORMAT, "expected ',' or ']' behind a field" },
        { "[('a',[('a',[('a',[('a',[('a',[('a',[('a',[('a',[('a',[('a','<f4')])])])])])])])])])]", rest, 8, NN_E_LIMIT, "fields in more than 8 fields" },
        { "'|V4'", rest, 8, NN_E_UNSUPPORTED, "raw bytes" } };
    char b[1024];
    const char *unit, *gone;
    nn_dict d = NN_ZERO;
    nn_buf units = NN_ZERO, left = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t n = put_npy(b, type, rest, record, sizeof record), i;
    {                                                /* 8 dimensions in all are the most, 1 of the array and 7 of the field */
        float two[2] = { 1.5f, 2.5f };
        size_t most;
        bin_little(two, sizeof two, 4);
        most = put_npy(b, "[('x', '<f4', (1,1,1,1,1,1,1))]", rest, two, sizeof two);
        CHECK_OK(parts_of(&d, &units, NULL, b, most, NULL, &e), e);
        CHECK(d.count == 1 && d.items[0].value.ndim == 8 && nn_f32(&d.items[0].value)[1] == 2.5f);
        nn_dict_free(&d);
        nn_buf_free(&units);
        n = put_npy(b, type, rest, record, sizeof record);
    }
    CHECK_OK(parts_of(&d, &units, NULL, b, n, NULL, &e), e);
    CHECK_INT(d.count, 5);
    if (d.count == 5) {
        const nn_tensor *q = &d.items[3].value;
        CHECK_STR(d.items[0].name, "x");
        CHECK_STR(d.items[1].name, "y");
        CHECK_STR(d.items[2].name, "p.a");
        CHECK_STR(d.items[3].name, "p.q");
        CHECK_INT(((const int16_t *)d.items[0].value.data)[0], -2);
        CHECK_INT(((const int16_t *)d.items[0].value.data)[1], 258);
        CHECK(nn_f32(&d.items[1].value)[0] == 1.5f && nn_f32(&d.items[1].value)[1] == -2.0f);
        CHECK(d.items[2].value.ndim == 3 && memcmp(d.items[2].value.data, "\1\2\3\4", 4) == 0);
        CHECK(q->ndim == 4 && q->shape[0] == 2 && q->shape[1] == 2 && q->shape[2] == 1 && q->shape[3] == 2);
        CHECK(memcmp(q->data, "abc\0d\0\0\0e\0fg\0\0h\0", 16) == 0);
        CHECK(nn_i64(&d.items[4].value)[0] == 5 && nn_i64(&d.items[4].value)[1] == INT64_MIN);
        for (unit = (const char *)units.data, i = 0; i < 4; i++) unit += strlen(unit) + 1;
        CHECK_STR(unit, "datetime64[ns]");
    }
    nn_dict_free(&d);
    CHECK(bin_damage(parts_parse, b, n, 1, 3) < 300);   /* the data carry no checksum */
    bin_starve(parts_parse, b, n);
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        memset(b, 0, sizeof b);
        n = put_npy(b, bad[i].type, bad[i].rest, NULL, 0) + bad[i].data;
        CHECK_REFUSED(bad[i].type, parts_parse(b, n, NULL, &e), e, bad[i].s, bad[i].msg);
    }
    /* one foreign field costs one field */
    memset(b, 0, sizeof b);
    n = put_npy(b, "[('g', '<f16'), ('x', '>i4'), ('v', '|V2')]", rest, NULL, 0);
    b[n + 19] = 7;
    CHECK_OK(parts_of(&d, NULL, &left, b, n + 44, NULL, &e), e);
    CHECK(d.count == 1 && ((const int32_t *)d.items[0].value.data)[0] == 7);
    gone = (const char *)left.data;
    CHECK_STR(gone, "g: floats of this width are not supported");
    nn_dict_free(&d);
    nn_buf_free(&left);
    /* Fortran order is that of the records; a plain array is one entry */
    n = put_npy(b, "[('x', '|u1'), ('y', '|u1', (2,))]", ", 'fortran_order': True, 'shape': (2, 2), ", "\0ab\1cd\2ef\3gh", 12);
    CHECK_OK(parts_of(&d, NULL, NULL, b, n, NULL, &e), e);
    CHECK(d.count == 2 && memcmp(d.items[0].value.data, "\0\2\1\3", 4) == 0);
    CHECK(d.count == 2 && memcmp(d.items[1].value.data, "abefcdgh", 8) == 0);
    nn_dict_free(&d);
    units.len = 0;
    n = put_npy(b, "'>m8[25s]'", rest, "\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\4", 16);
    CHECK_OK(parts_of(&d, &units, NULL, b, n, NULL, &e), e);
    CHECK(d.count == 1 && nn_i64(&d.items[0].value)[1] == 4);
    CHECK_STR((const char *)units.data, "timedelta64[25s]");
    nn_dict_free(&d);
    nn_buf_free(&units);
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
        if (level == 0 && nni_big_endian()) { CHECK_INT(nn_npz_map(z, 0, &t, &e), NN_E_UNSUPPORTED); CHECK(strstr(e.msg, "the other byte order") != NULL); }
        else if (level == 0) { CHECK_OK(nn_npz_map(z, 0, &t, &e), e); CHECK(((uintptr_t)t.data & 63) == 0 && nn_f32(&t)[599] == 599.0f && t.capacity == 0); nn_tensor_free(&t); }
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
static void beyond(int level)                          /* sizes and offsets that need zip64, by rows, in a sparse file (or deflated: 4 MB), in bounded memory */
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
    can = sizeof(off_t) > 4 && fd >= 0 && row && lseek(fd, (off_t)(5 * (uint64_t)1073741824),
        SEEK_SET) > 0 && write(fd, "x", 1) == 1;
    if (fd >= 0) (void)close(fd);
    (void)remove(path);
    if (!can) { free(row); SKIP("no sparse files of 5 GiB here"); }
    io.write = sparse_write;
    o.io = &io;
    o.alloc = test_heap_hooks(&h);
    CHECK_OK(s = nn_npz_create(&w, path, 0, &o, &e), e);
    if (s == NN_OK) CHECK_OK(nn_npz_begin(w, "big", NN_F32, 2, shape, level, &e), e);
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
        CHECK_OK(nn_npz_get_rows(z, 0, 3007, 1, &t, &e), e);
        CHECK(nn_f32(&t)[5] == 3007.0f);
        nn_tensor_free(&t);
        CHECK_OK(nn_npz_get_rows(z, 0, ROWS - 2, 2, &t, &e), e);
        CHECK(nn_f32(&t)[5] == 0 && nn_f32(&t)[ROW + 5] == (float)(ROWS - 1) && nn_f32(&t)[ROW + 6] == 0);
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
static void beyond_four_gib(void) { beyond(0); }
static void beyond_four_gib_deflated(void) { beyond(1); }
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
/* An archive of one member, headers and data as given (the directory says what the local header says). */
static void craft(nn_buf *b, const char *name, size_t name_n, unsigned flags, unsigned method, const void *packed, size_t n, uint32_t size, const char *extra, size_t extra_n)
{
    unsigned char h[30] = { 0 }, d[46] = { 0 }, end[22] = { 0 };
    uint32_t at;
    nni_put_le32(h, 0x04034b50); nni_put_le16(h + 4, 20); nni_put_le16(h + 6, flags); nni_put_le16(h + 8, method); nni_put_le32(h + 18, (uint32_t)n);
    nni_put_le32(h + 22, size); nni_put_le16(h + 26, (uint32_t)name_n); nni_put_le16(h + 28, (uint32_t)extra_n);
    nni_put_le32(d, 0x02014b50); nni_put_le16(d + 4, 20);
    memcpy(d + 6, h + 4, 26);
    nni_put_le32(end, 0x06054b50); nni_put_le16(end + 8, 1); nni_put_le16(end + 10, 1);
    b->len = 0;
    (void)nn_buf_put(b, h, 30, NULL); (void)nn_buf_put(b, name, name_n, NULL); (void)nn_buf_put(b, extra, extra_n, NULL); (void)nn_buf_put(b, packed, n, NULL);
    at = (uint32_t)b->len;
    (void)nn_buf_put(b, d, 46, NULL); (void)nn_buf_put(b, name, name_n, NULL); (void)nn_buf_put(b, extra, extra_n, NULL);
    nni_put_le32(end + 12, (uint32_t)b->len - at); nni_put_le32(end + 16, at);
    (void)nn_buf_put(b, end, 22, NULL);
}
static nn_status zip_first(const void *p, size_t n, nn_error *e)   /* the first member of an archive, wholly */
{
    nn_zip *z = NULL;
    char out[4096];
    nn_status s = nn_zip_memory(&z, p, n, NULL, e);
    if (s == NN_OK && nn_zip_count(z)) s = nn_zip_read(z, 0, 0, out, (size_t)nn_zip_at(z, 0)->size, e);
    nn_zip_close(z);
    return s;
}
static void crafted_archives(void)
{
    static const char zeros[1000] = { 0 };
    char zeros_z[64], six_z[16];
    static char long_name[5000];
    static const struct { const char *name; size_t name_n; unsigned flags, method; int data; uint32_t size; const char *extra; size_t extra_n; nn_status s; const char *msg; } t[] = {   /* data 0: "abc", else packed (4: a byte more) */
        { "a", 1, 0, 0, 0, 3, "", 0, NN_E_FORMAT, "memory/a: member at byte 0: checksum differs: expected 00000000, got 352441c2" },
        { "", 0, 0, 0, 0, 3, "", 0, NN_E_FORMAT, "memory: byte 33: empty member name" },
        { NULL, 5000, 0, 0, 0, 3, "", 0, NN_E_FORMAT, "memory: byte 5033: member name longer than 4096 bytes" },
        { "a\xff", 2, 0x800, 0, 0, 3, "", 0, NN_E_FORMAT, "memory: byte 35: member name is not utf-8" },
        { "c:\\", 3, 0, 0, 0, 3, "", 0, NN_E_FORMAT, "memory: byte 36: backslash in a member name" },
        { "c:x", 3, 0, 0, 0, 3, "", 0, NN_E_FORMAT, "memory: byte 36: absolute member name" },
        { "a", 1, 1u << 5, 0, 0, 3, "", 0, NN_E_UNSUPPORTED, "memory: byte 0: patched members are not supported" },
        { "a", 1, 0, 0, 0, 0xFFFFFFFFu, "\1\0\4\0abcd", 8, NN_E_FORMAT, "memory: byte 42: zip64 field too short" },
        { "a", 1, 0, 0, 0, 3, "\1\0\5\0abcd", 8, NN_E_FORMAT, "memory: byte 42: extra field longer than its header says" },
        { "a", 1, 0, 8, 1, 3, "", 0, NN_E_FORMAT, "memory: byte 0: member longer than its declared size" },
        { "a", 1, 0, 8, 1, 7, "", 0, NN_E_FORMAT, "memory: byte 39: member shorter than its declared size" },
        { "a", 1, 0, 8, 2, 6, "", 0, NN_E_FORMAT, "memory: byte 0: the compressed data end too early" },
        { "a", 1, 0, 8, 4, 6, "", 0, NN_E_FORMAT, "memory: byte 0: bytes behind the compressed data of a member" },
        { "a", 1, 0, 8, 3, 500, "", 0, NN_E_FORMAT, "memory: byte 0: member longer than its declared size" },
        { "a", 1, 0, 8, 0, 90000, "", 0, NN_E_FORMAT, "memory: byte 0: member claims more than 1032 times its packed size" },
        { "a", 1, 0, 8, 5, 3, "", 0, NN_E_FORMAT, "memory: byte 32: invalid block type 3" } };
    static const struct { size_t from_end; const char *bytes; size_t n; nn_status s; const char *msg; } c[] = {   /* patches of the closing record (or before it) */
        { 22, "X", 1, NN_E_FORMAT, "memory: byte 0: not a zip archive: no closing record at the end of the file" },
        { 18, "\1\0", 2, NN_E_UNSUPPORTED, "memory: byte 81: archives on several disks are not supported" },
        { 18, "\1\0\1\0", 4, NN_E_UNSUPPORTED, "memory: byte 81: archives on several disks are not supported" },
        { 12, "\2\0", 2, NN_E_UNSUPPORTED, "memory: byte 81: archives on several disks are not supported" },
        { 14, "\2\0\2\0", 4, NN_E_FORMAT, "memory: byte 81: more members declared than the directory can hold" },
        { 14, "\0\0\0\0", 4, NN_E_FORMAT, "memory: byte 34: bytes in an empty directory" },
        { 10, "\x30", 1, NN_E_FORMAT, "memory: byte 81: the directory is not where the closing record says" },
        { 6, "\x23", 1, NN_E_FORMAT, "memory: byte 81: the directory is not where the closing record says" },
        { 69, "X", 1, NN_E_FORMAT, "memory: byte 34: directory entry damaged" },
        { 41, "\2", 1, NN_E_FORMAT, "memory: byte 34: directory entry longer than the directory" },
        { 41, "\0", 1, NN_E_FORMAT, "memory: byte 34: empty member name" },
        { 35, "\1", 1, NN_E_UNSUPPORTED, "memory: byte 34: archives on several disks are not supported" },
        { 27, "\1", 1, NN_E_FORMAT, "memory: byte 0: bytes before the first member" },
        { 27, "\5", 1, NN_E_FORMAT, "memory: byte 34: member reaches into the directory" },
        { 49, "\x09", 1, NN_E_FORMAT, "memory: byte 34: member reaches into the directory" },
        { 103, "X", 1, NN_E_FORMAT, "memory: byte 0: no member header here" },
        { 97, "\1", 1, NN_E_FORMAT, "memory: byte 0: the two headers of a member give different flags" },
        { 95, "\x08", 1, NN_E_FORMAT, "memory: byte 0: the two headers of a member give different methods" },
        { 81, "\4", 1, NN_E_FORMAT, "memory: byte 0: the two headers of a member give different sizes" },
        { 77, "\2", 1, NN_E_FORMAT, "memory: byte 0: the two headers of a member give different names" },
        { 75, "\1", 1, NN_E_FORMAT, "memory: byte 0: members overlap" },
        { 73, "b", 1, NN_E_FORMAT, "memory: byte 0: the two headers of a member give different names" } };
    static const struct { size_t at; const char *bytes; size_t n; nn_status s; const char *msg; } q[] = {   /* patches of a zip64 closing record: 56 bytes at 81, its locator 20 at 137, the old one at 157 */
        { 137 + 8, "\x52", 1, NN_E_FORMAT, "memory: byte 137: zip64 record out of place" },
        { 81, "X", 1, NN_E_FORMAT, "memory: byte 81: zip64 record damaged" },
        { 81 + 16, "\1", 1, NN_E_UNSUPPORTED, "memory: byte 157: archives on several disks are not supported" },
        { 81 + 40, "\x2e", 1, NN_E_FORMAT, "memory: byte 81: the two closing records disagree" } };
    nn_buf b = NN_ZERO, z = NN_ZERO, x = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    memset(long_name, 'n', sizeof long_name);
    (void)nn_deflate(&z, "abcdef", 6, NN_DEFLATE_RAW, 6, NULL);
    CHECK_INT(z.len, 8);
    memcpy(six_z, z.data, 8);
    six_z[8] = 0;
    z.len = 0;
    (void)nn_deflate(&z, zeros, sizeof zeros, NN_DEFLATE_RAW, 6, NULL);
    memcpy(zeros_z, z.data, z.len);
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        const int d = t[i].data;
        craft(&b, t[i].name ? t[i].name : long_name, t[i].name_n, t[i].flags, t[i].method, d == 0 ? "abc" : d == 3 ? zeros_z : d == 5 ? "\7" : six_z,
              d == 0 ? 3 : d == 1 ? 8 : d == 2 ? 7 : d == 3 ? z.len : d == 4 ? 9 : 1, t[i].size, t[i].extra, t[i].extra_n);
        CHECK_REFUSED(t[i].msg, zip_first(b.data, b.len, &e), e, t[i].s, t[i].msg);
    }
    craft(&b, "a", 1, 0, 0, "abc", 3, 3, "", 0);
    CHECK_REFUSED("cut", zip_first(b.data, 21, &e), e, NN_E_FORMAT, "memory: byte 0: not a zip archive: shorter than its closing record");
    for (i = 0; i < sizeof c / sizeof *c; i++) {
        x.len = 0;
        (void)nn_buf_put(&x, b.data, b.len, NULL);
        memcpy(x.data + x.len - c[i].from_end, c[i].bytes, c[i].n);
        CHECK_REFUSED(c[i].msg, zip_first(x.data, x.len, &e), e, c[i].s, c[i].msg);
    }
    for (i = 0; i < sizeof q / sizeof *q; i++) {
        unsigned char r[76] = { 0 };
        nni_put_le32(r, 0x06064b50); nni_put_le64(r + 4, 44); nni_put_le64(r + 24, 1); nni_put_le64(r + 32, 1); nni_put_le64(r + 40, 47); nni_put_le64(r + 48, 34);
        nni_put_le32(r + 56, 0x07064b50); nni_put_le64(r + 64, 81);
        x.len = 0;
        (void)nn_buf_put(&x, b.data, 81, NULL); (void)nn_buf_put(&x, r, 76, NULL); (void)nn_buf_put(&x, b.data + 81, 22, NULL);
        CHECK_REFUSED("zip64", zip_first(x.data, x.len, &e), e, NN_E_FORMAT, "checksum differs");
        memcpy(x.data + q[i].at, q[i].bytes, q[i].n);
        CHECK_REFUSED(q[i].msg, zip_first(x.data, x.len, &e), e, q[i].s, q[i].msg);
    }
    nn_buf_free(&b); nn_buf_free(&z); nn_buf_free(&x);
}
static void writers_refuse(void)
{
    nn_buf b = NN_ZERO;
    nn_zip_writer *w = NULL;
    nn_npz_writer *nw = NULL;
    nn_error e = NN_ZERO;
    nn_tensor t = NN_ZERO;
    static char long_name[5000];
    memset(long_name, 'n', sizeof long_name - 1);
    CHECK_OK(nn_zip_create_memory(&w, &b, NULL, &e), e);
    CHECK_REFUSED("level", nn_zip_begin(w, "a", 3, 10, &e), e, NN_E_ARG, "nn_zip_begin: expected a level from 0 to 9, got 10");
    CHECK_REFUSED("name", nn_zip_begin(w, long_name, 3, 0, &e), e, NN_E_ARG, "nn_zip_begin: member name longer than 4096 bytes: 'nnnn");
    CHECK_OK(nn_zip_begin(w, "a", 3, 0, &e), e);
    CHECK_REFUSED("open", nn_zip_begin(w, "b", 3, 0, &e), e, NN_E_ARG, "nn_zip_begin: the member before was not ended");
    CHECK_REFUSED("more", nn_zip_put(w, "abcd", 4, &e), e, NN_E_ARG, "nn_zip_put: more bytes than the member was announced to have");
    CHECK_REFUSED("fewer", nn_zip_end(w, &e), e, NN_E_ARG, "nn_zip_end: 3 announced bytes are missing");
    CHECK_REFUSED("commit", nn_zip_commit(w, &e), e, NN_E_ARG, "nn_zip_commit: the last member was not ended");
    CHECK_REFUSED("no dtype", nn_npy_write(bin_path("w"), &t, NULL, &e), e, NN_E_ARG, "nn_npy_write: the tensor has no dtype");
    CHECK_OK(nn_tensor_make1(&t, NN_BF16, 2, NULL, &e), e);
    CHECK_REFUSED("bf16", nn_npy_write(bin_path("w"), &t, NULL, &e), e, NN_E_UNSUPPORTED, "nn_npy_write: NumPy has no bf16: convert to f32 first");
    CHECK_REFUSED("idx", nn_idx_write(bin_path("w"), &t, NULL, &e), e, NN_E_UNSUPPORTED, "nn_idx_write: IDX has no dtype bf16");
    CHECK_OK(nn_npz_create(&nw, bin_path("w"), 0, NULL, &e), e);
    CHECK_REFUSED("npz name", nn_npz_put(nw, long_name, &t, 0, &e), e, NN_E_LIMIT, "nn_npz_put: name longer than 4092 bytes");
    CHECK_REFUSED("npz text", nn_npz_begin(nw, "a", NN_UCS4, 0, NULL, 0, &e), e, NN_E_ARG, "nn_npz_begin: text goes through nn_npz_put: 'a'");
    nn_npz_abort(nw);
    nn_tensor_free(&t);
    CHECK_OK(nn_tensor_scalar_f64(&t, 1.0, NULL, &e), e);
    CHECK_REFUSED("idx scalar", nn_idx_write(bin_path("w"), &t, NULL, &e), e, NN_E_UNSUPPORTED, "nn_idx_write: IDX has no scalars");
    nn_tensor_free(&t);
    nn_buf_free(&b);
}
static void put_member(nn_zip_writer *w, const char *name, const char *descr, int fortran, const char *shape, size_t data, int level, nn_error *e)
{
    char head[128], zeros[64] = { 0 };
    int n = snprintf(head, sizeof head, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, fortran ? "True" : "False", shape);
    unsigned char lead[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0, 0 };
    head[n++] = '\n';
    lead[8] = (unsigned char)n;
    CHECK_OK(nn_zip_begin(w, name, sizeof lead + (size_t)n + data, level, e), *e);
    CHECK_OK(nn_zip_put(w, lead, sizeof lead, e), *e);
    CHECK_OK(nn_zip_put(w, head, (size_t)n, e), *e);
    CHECK_OK(nn_zip_put(w, zeros, data, e), *e);
    CHECK_OK(nn_zip_end(w, e), *e);
}
/* rows of an array in Fortran order lie in pieces, one per column */
static void fortran_rows(void)
{
    static const char head[] = "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }\n";
    static const float data[6] = { 1, 2, 3, 4, 5, 6 }, want[3][6] = { { 1, 4, 2, 5, 3, 6 }, { 2, 5, 3, 6 }, { 3, 6 } };
    int level;
    for (level = 0; level <= 6; level += 6) {
        unsigned char lead[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, sizeof head - 1, 0 };
        nn_zip_writer *w = NULL;
        nn_npz *z = NULL;
        nn_tensor t = NN_ZERO;
        nn_error e = NN_ZERO;
        size_t first, i;
        CHECK_OK(nn_zip_create(&w, bin_path("f.npz"), NULL, &e), e);
        CHECK_OK(nn_zip_begin(w, "x.npy", sizeof lead + sizeof head - 1 + sizeof data, level, &e), e);
        CHECK_OK(nn_zip_put(w, lead, sizeof lead, &e), e);
        CHECK_OK(nn_zip_put(w, head, sizeof head - 1, &e), e);
        CHECK_OK(nn_zip_put(w, data, sizeof data, &e), e);
        CHECK_OK(nn_zip_end(w, &e), e);
        CHECK_OK(nn_zip_commit(w, &e), e);
        CHECK_OK(nn_npz_open(&z, bin_path("f.npz"), NULL, &e), e);
        for (first = 0; z && first < 3; first++) {
            const size_t n = 3 - first;
            CHECK_OK(nn_npz_get_rows(z, 0, first, n, &t, &e), e);
            CHECK(t.shape[0] == n && t.shape[1] == 2);
            for (i = 0; i < 2 * n; i++) CHECK(nn_f32(&t)[i] == want[first][i]);
            nn_tensor_free(&t);
        }
        nn_npz_close(z);
    }
    (void)nn_file_remove(bin_path("f.npz"), NULL, NULL);
}
/* What an open archive refuses: rows, items and maps that it does not have, and copies of them. */
static void readers_refuse(void)
{
    enum { GET, INFO, ROWS, ITEMS, MAP, READ };
    static const struct { const char *what, *name; int call; size_t first, n; nn_status s; const char *msg; } t[] = {
        { "no array", NULL, GET, 0, 0, NN_E_ARG, "nn_npz: array 7 wanted, the file has 7" },
        { "no array's header", NULL, INFO, 0, 0, NN_E_ARG, "nn_npz: array 7 wanted, the file has 7" },
        { "no array's rows", NULL, ROWS, 0, 1, NN_E_ARG, "nn_npz: array 7 wanted, the file has 7" },
        { "no array's items", NULL, ITEMS, 0, 1, NN_E_ARG, "nn_npz: array 7 wanted, the file has 7" },
        { "no array's map", NULL, MAP, 0, 0, NN_E_ARG, "nn_npz: array 7 wanted, the file has 7" },
        { "no member", NULL, READ, 0, 1, NN_E_ARG, "nn_zip_read: member 7 wanted, the archive has 7" },
        { "no such row", "c.npy", ROWS, 4, 0, NN_E_ARG, "/c.npy: rows 4 to 4 wanted, the array has 3" },
        { "a row too many", "c.npy", ROWS, 2, 2, NN_E_ARG, "/c.npy: rows 2 to 4 wanted, the array has 3" },
        { "rows without end", "c.npy", ROWS, 2, SIZE_MAX - 1, NN_E_ARG, "/c.npy: rows 2 to 0 wanted, the array has 3" },
        { "rows of a scalar", "s.npy", ROWS, 0, 1, NN_E_ARG, "/s.npy: a scalar has no rows" },
        { "an item too many", "c.npy", ITEMS, 5, 2, NN_E_ARG, "/c.npy: items 5 to 7 wanted, the array has 6" },
        { "items in Fortran order", "f.npy", ITEMS, 0, 1, NN_E_UNSUPPORTED, "/f.npy: items by number: the array is in Fortran order" },
        { "bytes behind a member", "c.npy", READ, 8, 1 << 20, NN_E_FORMAT, "/c.npy: expected 1048584 bytes, got " },
        { "a longer file", "short.npy", INFO, 0, 0, NN_E_FORMAT, "/short.npy: " },
        { "map of a deflated one", "d.npy", MAP, 0, 0, NN_E_UNSUPPORTED, "/d.npy: cannot be mapped: the member is compressed" },
        { "map in Fortran order", "f.npy", MAP, 0, 0, NN_E_UNSUPPORTED, "/f.npy: cannot be mapped: the member is in Fortran order" },
        { "map of the other byte order", "b.npy", MAP, 0, 0, NN_E_UNSUPPORTED, "/b.npy: cannot be mapped: the member has the other byte order" },
        { "no array at all", "note.txt", GET, 0, 0, NN_E_FORMAT, "/note.txt: " } };
    nn_zip_writer *w = NULL;
    nn_zip *from = NULL;
    nn_npz *z = NULL;
    nn_error e = NN_ZERO;
    nn_file_opts few = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_tensor x = NN_ZERO;
    nn_npy_info info;
    char byte[8];
    size_t i;
    CHECK_OK(nn_zip_create(&w, bin_path("refuse.npz"), NULL, &e), e);
    put_member(w, "c.npy", "<f8", 0, "(3, 2)", 48, 0, &e);
    put_member(w, "d.npy", "<f8", 0, "(3, 2)", 48, 6, &e);
    put_member(w, "f.npy", "<f8", 1, "(3, 2)", 48, 0, &e);
    put_member(w, "b.npy", ">f8", 0, "(3, 2)", 48, 0, &e);
    put_member(w, "s.npy", "<f8", 0, "()", 8, 0, &e);
    put_member(w, "short.npy", "<f8", 0, "(3, 2)", 47, 0, &e);
    CHECK_OK(nn_zip_begin(w, "note.txt", 4, 0, &e), e);
    CHECK_OK(nn_zip_put(w, "text", 4, &e), e);
    CHECK_OK(nn_zip_end(w, &e), e);
    CHECK_OK(nn_zip_commit(w, &e), e);
    CHECK_OK(nn_npz_open(&z, bin_path("refuse.npz"), NULL, &e), e);
    CHECK_OK(nn_zip_open(&from, bin_path("refuse.npz"), NULL, &e), e);
    CHECK_INT(nn_npz_count(z), 7);
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        size_t m = t[i].name ? nn_zip_find(from, t[i].name) : 7;
        switch (t[i].call) {
        case GET:   CHECK_REFUSED(t[i].what, nn_npz_get(z, m, &x, &e), e, t[i].s, t[i].msg); break;
        case INFO:  CHECK_REFUSED(t[i].what, nn_npz_info(z, m, &info, &e), e, t[i].s, t[i].msg); break;
        case ROWS:  CHECK_REFUSED(t[i].what, nn_npz_get_rows(z, m, t[i].first, t[i].n, &x, &e), e, t[i].s, t[i].msg); break;
        case ITEMS: CHECK_REFUSED(t[i].what, nn_npz_get_items(z, m, t[i].first, t[i].n, &x, &e), e, t[i].s, t[i].msg); break;
        case MAP:   CHECK_REFUSED(t[i].what, nn_npz_map(z, m, &x, &e), e, t[i].s, t[i].msg); break;
        default:    CHECK_REFUSED(t[i].what, nn_zip_read(from, m, t[i].first, byte, t[i].n, &e), e, t[i].s, t[i].msg);
        }
        CHECK(!x.data);
    }
    nn_npz_close(z);
    CHECK_REFUSED("text among arrays", nn_npz_read(&d, bin_path("refuse.npz"), NULL, &e), e, NN_E_FORMAT, "/short.npy: ");
    few.limit = 40;
    CHECK_OK(nn_npz_open(&z, bin_path("refuse.npz"), &few, &e), e);
    CHECK_REFUSED("limit", nn_npz_get(z, 0, &x, &e), e, NN_E_LIMIT, "expected at most 40 bytes of data, got 48");
    CHECK_REFUSED("limit of rows", nn_npz_get_rows(z, 0, 0, 3, &x, &e), e, NN_E_LIMIT, "expected at most 40 bytes of data, got 48");
    CHECK_REFUSED("limit of items", nn_npz_get_items(z, 0, 0, 6, &x, &e), e, NN_E_LIMIT, "expected at most 40 bytes of data, got 48");
    CHECK_OK(nn_npz_get_rows(z, 0, 1, 2, &x, &e), e);
    nn_tensor_free(&x);
    nn_npz_close(z);
    CHECK_OK(nn_file_read(&b, bin_path("refuse.npz"), NULL, &e), e);
    CHECK_OK(nn_npz_memory(&z, b.data, b.len, NULL, &e), e);
    CHECK_REFUSED("map of memory", nn_npz_map(z, 0, &x, &e), e, NN_E_UNSUPPORTED, "cannot be mapped: the archive is in memory");
    nn_npz_close(z);
    b.len = 0;
    CHECK_OK(nn_zip_create_memory(&w, &b, NULL, &e), e);
    CHECK_REFUSED("copy of nothing", nn_zip_copy(w, from, 7, &e), e, NN_E_ARG, "member 7 wanted, the archive has 7");
    CHECK_OK(nn_zip_begin(w, "a", 1, 0, &e), e);
    CHECK_REFUSED("copy into an open one", nn_zip_copy(w, from, 0, &e), e, NN_E_ARG, "nn_zip_copy: the member before was not ended");
    nn_zip_abort(w);
    nn_zip_close(from);
    nn_buf_free(&b);
    CHECK(remove(bin_path("refuse.npz")) == 0);
}
static nn_status zip_second(const void *p, size_t n, nn_error *e)   /* the second member of an archive */
{
    nn_zip *z = NULL;
    char out[3];
    nn_status s = nn_zip_memory(&z, p, n, NULL, e);
    if (s == NN_OK) s = nn_zip_read(z, 1, 0, out, nn_zip_at(z, 1)->size < 3 ? 2 : 3, e);
    nn_zip_close(z);
    return s;
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
        memcpy(x, b.data, b.len);
        memcpy(x + cd + t[i].at, t[i].bytes, t[i].n);
        CHECK_REFUSED(t[i].msg, zip_second(x, b.len, &e), e, t[i].s, t[i].msg);
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
/* header first, data then: column-major and big-endian, beside the same file read at once */
static void header_then_data(void)
{
    static const char head[] = "\x93NUMPY\x01\0\x46\0{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }";
    static const int16_t want[6] = { 1, 3, 5, 2, 4, 6 };
    unsigned char file[10 + 70 + 12];
    nn_npy_info info = NN_ZERO;
    nn_tensor t = NN_ZERO, u = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_reader *r = NULL;
    size_t i;
    memset(file, ' ', 80);
    memcpy(file, head, sizeof head - 1);
    file[79] = '\n';
    for (i = 0; i < 6; i++) { file[80 + 2 * i] = 0; file[81 + 2 * i] = (unsigned char)(i + 1); }
    CHECK_OK(nn_reader_memory(&r, file, sizeof file, NULL, &e), e);
    CHECK_OK(nn_npy_peek(&info, r, &e), e);
    CHECK_INT(info.header, 80);
    CHECK_OK(nn_npy_data(&t, &info, r, NULL, &e), e);
    CHECK_OK(nn_reader_ended(r, "array", &e), e);
    nn_reader_close(r);
    CHECK(t.ndim == 2 && t.shape[0] == 2 && t.shape[1] == 3 && t.data && memcmp(t.data, want, sizeof want) == 0);
    CHECK_OK(nn_reader_memory(&r, file, sizeof file, NULL, &e), e);
    CHECK_OK(nn_npy_read_from(&u, r, NULL, &e), e);
    nn_reader_close(r);
    CHECK(u.data && memcmp(u.data, want, sizeof want) == 0);
    nn_tensor_free(&t);
    /* one byte short, one too many */
    CHECK_OK(nn_reader_memory(&r, file, sizeof file - 1, NULL, &e), e);
    CHECK_OK(nn_npy_peek(&info, r, &e), e);
    CHECK_INT(nn_npy_data(&t, &info, r, NULL, &e), NN_E_FORMAT);
    CHECK(strstr(e.msg, "header declares 12 bytes of data, 11 present") != NULL);
    CHECK(!t.data);
    nn_reader_close(r);
    info.shape[0] = 1;
    CHECK_OK(nn_reader_memory(&r, file + 80, 12, NULL, &e), e);
    CHECK_OK(nn_npy_data(&t, &info, r, NULL, &e), e);
    CHECK_INT(nn_reader_ended(r, "array", &e), NN_E_FORMAT);
    CHECK(strstr(e.msg, "bytes follow the array") != NULL);
    nn_reader_close(r);
    nn_tensor_free(&t);
    nn_tensor_free(&u);
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
    RUN(fields);
    RUN(complex_of_other_order);
    RUN(rows_maps_and_appending);
    RUN(many_members);
    if (sizeof(size_t) > 4) {                              /* arrays of 4 GiB have no size_t elsewhere */
        RUN(beyond_four_gib);
        RUN(beyond_four_gib_deflated);
    }
    RUN(damage_and_starvation);
    RUN(unsafe_archives);
    RUN(crafted_archives);
    RUN(writers_refuse);
    RUN(readers_refuse);
    RUN(fortran_rows);
    RUN(writing_under_every_fault);
    RUN(header_then_data);
    RUN(idx_headers);
    RUN(mnist);
    bin_done();
    return test_report();
}
