/* tests/test_pth.c - nn_fmt.h [PTH] [SAFETENSORS]: bad pickles and headers by table, bombs, damage, failing allocator, faults */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include "bin_test.h"

static nn_status pth_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_dict d = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_status s;
    if (a) { d.alloc = *a; o.file.alloc = *a; }
    s = nn_pth_read_memory(&d, p, n, &o, e);
    nn_dict_free(&d);
    return s;
}
static nn_status st_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_dict d = NN_ZERO, m = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    if (a) d.alloc = m.alloc = o.alloc = *a;
    s = nn_safetensors_read_memory(&d, &m, p, n, &o, e);
    nn_dict_free(&d);
    nn_dict_free(&m);
    return s;
}
/* a checkpoint around a pickle, with one storage "0" of 24 bytes */
static void around(nn_buf *b, const char *pickle, size_t n)
{
    nn_zip_writer *w;
    float x[6] = { 0, 1, 2, 3, 4, 5 };
    b->len = 0;
    (void)nn_zip_create_memory(&w, b, NULL, NULL);
    (void)nni_zip_member(w, "archive/data.pkl", pickle, n, NULL);
    (void)nni_zip_member(w, "archive/data/0", x, sizeof x, NULL);
    (void)nni_zip_member(w, "archive/version", "3\n", 2, NULL);
    (void)nn_zip_commit(w, NULL);
}
#define T2 "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" "0X\x03\0\0\0cpuK\x06tQ"
#define P(s) s, sizeof(s) - 1
static void pickles(void)
{
    static const bin_case t[] = {
        { "an int", P("\x80\x02K\x05."), NN_OK, "" },
        { "a tensor", P("\x80\x02" T2 "K\0K\x02K\x03\x86K\x03K\x01\x86\x89}tR."), NN_OK, "" },
        { "empty", P(""), NN_E_FORMAT, "pickle byte 0: cut short" },
        { "os.system", P("\x80\x02" "cos\nsystem\nX\x02\0\0\0ls\x85R."), NN_E_UNSUPPORTED, "holds an object of class 'os.system'" },
        { "whole module", P("\x80\x02" "c__main__\nNet\n)\x81."), NN_E_UNSUPPORTED, "'__main__.Net', only tensors and plain values are read" },
        { "opcode of protocol 4", P("\x80\x04\x95"), NN_E_UNSUPPORTED, "opcode 0x95 is not allowed" },
        { "opcode i", P("(i"), NN_E_UNSUPPORTED, "opcode 0x69 is not allowed" },
        { "underflow", P("\x86."), NN_E_FORMAT, "stack underflow" },
        { "no mark", P("t."), NN_E_FORMAT, "no mark on the stack" },
        { "memo never put", P("h\x07."), NN_E_FORMAT, "a memo entry that was never put" },
        { "huge memo", P("Nr\xff\xff\xff\xff."), NN_E_LIMIT, "NN_MAX_PTH_OBJECTS" },
        { "huge text", P("X\xff\xff\xff\xff" "a"), NN_E_FORMAT, "cut short" },
        { "long integer", P("\x8a\x09" "123456789."), NN_E_LIMIT, "more than 8 bytes" },
        { "left over", P("NN."), NN_E_FORMAT, "values left on the stack" },
        { "outside its storage", P("\x80\x02" T2 "K\x01K\x02K\x03\x86K\x03K\x01\x86\x89}tR."), NN_E_FORMAT, "reaches outside its storage" },
        { "negative stride", P("\x80\x02" T2 "K\0K\x02\x85J\xff\xff\xff\xff\x85\x89}tR."), NN_E_FORMAT, "negative or missing size or stride" },
        { "stride that overflows", P("\x80\x02" T2 "K\0K\x03\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85\x89}tR."), NN_E_FORMAT, "reaches outside its storage" },
        { "expanded to terabytes", P("\x80\x02" T2 "K\0J\xff\xff\xff\x7f\x85K\0\x85\x89}tR."), NN_E_LIMIT, "unfold to far more than the file holds" },
        { "nine dimensions", P("\x80\x02" T2 "K\0(K\1K\1K\1K\1K\1K\1K\1K\1K\1t(K\1K\1K\1K\1K\1K\1K\1K\1K\1t\x89}tR."), NN_E_LIMIT, "NN_MAX_DIMS" },
        { "float key", P("}G\0\0\0\0\0\0\0\0Ns."), NN_E_UNSUPPORTED, "a dictionary key that is neither text nor an integer" },
        { "double name", P("}(X\x03\0\0\0a.bK\1X\x01\0\0\0a}X\x01\0\0\0bK\2su."), NN_E_FORMAT, "two values are called 'a.b' after flattening" },
        { "a list that holds itself", P("]q\0h\0a."), NN_E_LIMIT, "nested deeper than NN_MAX_PTH_DEPTH = 64" },
        { "exponential", P("]X\1\0\0\0aaq\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86."), NN_E_LIMIT, "got more" } };
    size_t i;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_status s;
        around(&b, t[i].bytes, t[i].n);
        CHECK_REFUSED(t[i].what, pth_parse(b.data, b.len, NULL, &e), e, t[i].s, t[i].msg);
        for (s = NN_OK; t[i].s != NN_OK && s == NN_OK; s = NN_E_FORMAT) CHECK(pth_parse(t[i].bytes, t[i].n, NULL, &e) != NN_OK);   /* and not as the old stream */
    }
    around(&b, P("\x80\x02" T2 "K\0K\x02K\x03\x86K\x03K\x01\x86\x89}tR."));
    (void)bin_damage(pth_parse, b.data, b.len, 1, 5);
    bin_starve(pth_parse, b.data, b.len);
    for (i = 0; i + 24 < b.len && memcmp(b.data + i, "\0\0\0\0\0\0\x80?\0\0\0@", 12) != 0; i++) {}
    b.data[i + 5] ^= 1;                                /* a bit in the numbers themselves: PyTorch would read it */
    CHECK_INT(pth_parse(b.data, b.len, NULL, &e), NN_E_FORMAT);
    CHECK(strstr(e.msg, "checksum differs") != NULL);
    nn_buf_free(&b);
}
static void fill(nn_dict *d)
{
    nn_tensor t = NN_ZERO;
    (void)nn_tensor_make2(&t, NN_F32, 3, 4, NULL, NULL);
    nn_f32(&t)[5] = 2.5f;
    (void)nn_dict_put(d, "model/fc.weight", &t, NULL);
    (void)nn_tensor_scalar_i64(&t, 7, NULL, NULL);
    (void)nn_dict_put(d, "model/steps", &t, NULL);
    (void)nn_tensor_scalar_i64(&t, -3, NULL, NULL);
    (void)nn_dict_put(d, "epoch", &t, NULL);
    (void)nn_tensor_scalar_text(&t, "h\xC3\xA9", NULL, NULL);
    (void)nn_dict_put(d, "who", &t, NULL);
}
static void round_trip(void)
{
    nn_dict d = NN_ZERO, r = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    long k;
    fill(&d);
    o.separator = '/';
    CHECK_OK(nn_pth_write(bin_path("a.pth"), &d, &o, &e), e);
    CHECK_OK(nn_pth_read(&r, bin_path("a.pth"), &o, &e), e);
    CHECK_INT(r.count, d.count);
    for (i = 0; i < r.count; i++) {
        CHECK_STR(r.items[i].name, d.items[i].name);
        CHECK(r.items[i].value.dtype == d.items[i].value.dtype && memcmp(r.items[i].value.data, d.items[i].value.data, nn_tensor_bytes(&d.items[i].value)) == 0);
    }
    nn_dict_free(&r);
    CHECK_OK(nn_pth_read(&r, bin_path("a.pth"), NULL, &e), e);
    CHECK(nn_dict_get(&r, "model.fc.weight") != NULL);
    CHECK_OK(nn_pth_state(&r, &e), e);
    CHECK(r.count == 2 && nn_dict_get(&r, "fc.weight") != NULL);
    nn_dict_free(&r);
    for (k = 1; k < 300; k++) {
        bin_faults f = NN_ZERO;
        nn_io io = bin_table(&f);
        nn_status s;
        o.file.io = &io;
        f.fail_at = k;
        s = nn_pth_write(bin_path("a.pth"), &d, &o, &e);
        CHECK(bin_count() == 1 && f.opened == 0);
        if (f.calls < k) { CHECK_INT(s, NN_OK); break; }
    }
    nn_file_remove(bin_path("a.pth"), NULL, NULL);
    nn_dict_free(&d);
}
static void safetensors_headers(void)
{
    static const struct { const char *json; size_t data; nn_status s; const char *msg; } t[] = {
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ", 8, NN_OK, "" },
        { "{}", 0, NN_OK, "" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}}", 4, NN_OK, "" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, NN_E_FORMAT, "bytes follow the last tensor" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, NN_E_FORMAT, "header declares 8 bytes of data, 7 present" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 8, NN_E_FORMAT, "expected 8 bytes of data for its shape, got 4" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, NN_E_FORMAT, "data must begin at 0, got 4 (gap)" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 3, NN_E_FORMAT, "data must begin at 2, got 1 (overlap)" },
        { "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, NN_E_UNSUPPORTED, "dtype 'F8_E4M3' is not supported" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, NN_E_FORMAT, "no list of sizes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4],\"data_offsets\":[0,8]}}", 8, NN_E_FORMAT, "the product of the shape overflows" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}", 8, NN_E_FORMAT, "" },
        { "{\"__metadata__\":{\"a\":1}}", 0, NN_E_FORMAT, "__metadata__ 'a' is not a string" },
        { " {}", 0, NN_E_FORMAT, "does not begin with '{'" },
        { "{\"a\":1}", 0, NN_E_FORMAT, "'a' is not an object" },
        { "{\"a\":{\"dtype\":\"F32\"}}", 0, NN_E_FORMAT, "lacks dtype, shape or two data_offsets" } };
    char b[1024];
    size_t i;
    nn_error e = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        size_t n = strlen(t[i].json);
        memset(b, 0, sizeof b);
        b[0] = (char)n;
        memcpy(b + 8, t[i].json, n);
        CHECK_REFUSED(t[i].json, st_parse(b, 8 + n + t[i].data, NULL, &e), e, t[i].s, t[i].msg);
    }
    CHECK_INT(st_parse("\xff\xff\xff\xff\0\0\0\0{}", 10, NULL, &e), NN_E_LIMIT);
    CHECK_INT(st_parse("\xff\xff\0\0\0\0\0\0{}", 10, NULL, &e), NN_E_FORMAT);
}
static void safetensors_damage(void)
{
    nn_dict d = NN_ZERO, m = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    (void)nn_tensor_make2(&t, NN_BF16, 3, 4, NULL, NULL);
    (void)nn_dict_put(&d, "w", &t, NULL);
    (void)nn_tensor_make1(&t, NN_F64, 2, NULL, NULL);
    (void)nn_dict_put(&d, "b", &t, NULL);
    (void)nn_tensor_scalar_text(&t, "pt", NULL, NULL);
    (void)nn_dict_put(&m, "format", &t, NULL);
    CHECK_OK(nn_safetensors_write(bin_path("s"), &d, &m, NULL, &e), e);
    CHECK_OK(nn_file_read(&b, bin_path("s"), NULL, &e), e);
    (void)bin_damage(st_parse, b.data, b.len, 1, 1);
    bin_starve(st_parse, b.data, b.len);
    nn_file_remove(bin_path("s"), NULL, NULL);
    nn_dict_free(&d);
    nn_dict_free(&m);
    nn_buf_free(&b);
}
int main(void)
{
    RUN(pickles);
    RUN(round_trip);
    RUN(safetensors_headers);
    RUN(safetensors_damage);
    bin_done();
    return test_report();
}
