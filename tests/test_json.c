/* tests/test_json.c - nn_fmt.h [JSON]: what is taken, what is refused and where, writing, JSON lines */
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include <locale.h>

/* parse and write compactly; "" when refused */
static const char *again(const char *text, size_t n, const nn_json_desc *d, nn_error *e)
{
    static nn_buf out;
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    nn_json_writer w = NN_ZERO;
    out.len = 0;
    (void)nn_buf_text(&out, "", NULL);
    if (nn_json_parse(&root, &a, text, n, "t", d, e) == NN_OK) {
        w.buf = &out;
        w.nan = NN_JSON_NAN_PYTHON;
        nn_json_value(&w, root);
        if (nn_json_finish(&w, e) != NN_OK) out.len = 0;
    }
    nn_arena_free(&a);
    (void)nn_buf_put(&out, "", 1, NULL);
    return (const char *)out.data;
}
static void accepted(void)
{
    static const struct { const char *text, *want; } t[] = {
        { "null", "null" }, { " true\n", "true" }, { "[]", "[]" }, { "{}", "{}" }, { "[[],{},[[]]]", "[[],{},[[]]]" },
        { "[1, -2,\t3.5]", "[1,-2,3.5]" }, { "0", "0" }, { "-0", "0" }, { "-0.0", "-0.0" }, { "1e2", "100.0" }, { "1E-7", "1e-07" },
        { "9223372036854775807", "9223372036854775807" }, { "-9223372036854775808", "-9223372036854775808" },
        { "18446744073709551615", "18446744073709551615" }, { "18446744073709551616", "1.8446744073709552e+19" }, { "-9223372036854775809", "-9.223372036854776e+18" },
        { "{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"\"}}", "{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"\"}}" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" }, { "\"\\u0041\\u00e9\\ud83d\\ude00\"", "\"A\xC3\xA9\xF0\x9F\x98\x80\"" },
        /* the four corners of surrogate pairs: U+10000, U+103FF, U+10FC00, U+10FFFF */
        { "\"\\ud800\\udc00\\uD800\\uDFFF\"", "\"\xF0\x90\x80\x80\xF0\x90\x8F\xBF\"" },
        { "\"\\udbff\\udc00\\udbff\\udfff\"", "\"\xF4\x8F\xB0\x80\xF4\x8F\xBF\xBF\"" },
        { "\"\\u0000\"", "\"\\u0000\"" }, { "\"\x7f\"", "\"\x7f\"" }, { "\"\xE2\x82\xAC\"", "\"\xE2\x82\xAC\"" }, { "\"12345678\\n12345678901\"", "\"12345678\\n12345678901\"" },
        { "1.7976931348623157e308", "1.7976931348623157e+308" }, { "1e-400", "0.0" }, { "123456789012345678901234567890.5", "1.2345678901234568e+29" }
    };
    size_t i;
    nn_error e = NN_ZERO;
    nn_json_desc d = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) CHECK_STR(again(t[i].text, strlen(t[i].text), NULL, &e), t[i].want);
    d.duplicates = 1;
    CHECK_STR(again("{\"a\":1,\"b\":2,\"a\":3}", 19, &d, &e), "{\"b\":2,\"a\":3}");
    d.duplicates = 2;
    CHECK_STR(again("{\"a\":1,\"b\":2,\"a\":3}", 19, &d, &e), "{\"a\":1,\"b\":2,\"a\":3}");
    d.allow_nan = 1;
    CHECK_STR(again("[NaN,Infinity,-Infinity]", 24, &d, &e), "[NaN,Infinity,-Infinity]");
}
static void refused(void)
{
    static const struct { const char *text; nn_status s; size_t line, col; const char *msg; } t[] = {
        { "", NN_E_FORMAT, 1, 1, "t:1:1: expected a value, got the end" },
        { "  \n ", NN_E_FORMAT, 2, 2, "t:2:2: expected a value, got the end" },
        { "nul", NN_E_FORMAT, 1, 1, "t:1:1: expected a value, got 'n'" },
        { "nullx", NN_E_FORMAT, 1, 5, "t:1:5: expected the end after the value, got 'x'" },
        { "[1,]", NN_E_FORMAT, 1, 4, "t:1:4: expected a value, got ']'" },
        { "[1 2]", NN_E_FORMAT, 1, 4, "t:1:4: expected ',' or ']', got '2'" },
        { "[1", NN_E_FORMAT, 1, 3, "t:1:3: expected ',' or ']', got the end" },
        { "{\"a\"}", NN_E_FORMAT, 1, 5, "t:1:5: expected ':', got '}'" },
        { "{\"a\":1,}", NN_E_FORMAT, 1, 8, "t:1:8: expected a name in quotes, got '}'" },
        { "{a:1}", NN_E_FORMAT, 1, 2, "t:1:2: expected a name in quotes or '}', got 'a'" },
        { "{\n \"a\":1,\n \"b\" 2}", NN_E_FORMAT, 3, 6, "t:3:6: expected ':', got '2'" },
        { "{\"a\":1,\n\"b\":2,\"a\":3}", NN_E_FORMAT, 2, 11, "t:2:11: duplicate name 'a', the first is at 1:6" },
        { "01", NN_E_FORMAT, 1, 1, "t:1:1: a number must not start with 0" },
        { "-", NN_E_FORMAT, 1, 2, "t:1:2: expected a digit, got the end" }, { "+1", NN_E_FORMAT, 1, 1, "t:1:1: expected a value, got '+'" },
        { "1.", NN_E_FORMAT, 1, 3, "t:1:3: expected a digit after the point, got the end" }, { ".5", NN_E_FORMAT, 1, 1, "t:1:1: expected a value, got '.'" },
        { "1e", NN_E_FORMAT, 1, 3, "t:1:3: expected an exponent, got the end" }, { "1.e5", NN_E_FORMAT, 1, 3, "t:1:3: expected a digit after the point, got 'e'" },
        { "1e400", NN_E_FORMAT, 1, 1, "t:1:1: number '1e400' is beyond the range of a double" },
        { "NaN", NN_E_FORMAT, 1, 1, "t:1:1: expected a value, got 'N'" },
        { "\"a", NN_E_FORMAT, 1, 3, "t:1:3: expected '\"' at the end of the string, got the end" },
        { "\"\t\"", NN_E_FORMAT, 1, 2, "t:1:2: expected no control character in a string, got byte 0x09" },
        { "\"\\x\"", NN_E_FORMAT, 1, 3, "t:1:3: expected an escape (one of \"\\/bfnrtu), got 'x'" },
        { "\"\\u12g4\"", NN_E_FORMAT, 1, 4, "t:1:4: expected four hex digits after \\u" },
        { "\"\\ud800\"", NN_E_FORMAT, 1, 2, "t:1:2: unpaired surrogate in a \\u escape" },
        { "\"\\udc00\\ud800\"", NN_E_FORMAT, 1, 2, "t:1:2: unpaired surrogate in a \\u escape" },
        { "\"\xC0\x80\"", NN_E_FORMAT, 1, 2, "t:1:2: expected valid utf-8, got byte 0xc0" },
        { "\"\xED\xA0\x80\"", NN_E_FORMAT, 1, 2, "t:1:2: expected valid utf-8, got byte 0xed" },
        { "\xEF\xBB\xBF{}", NN_E_FORMAT, 1, 1, "t:1:1: json must not start with a byte order mark" },
        { "// c\n1", NN_E_FORMAT, 1, 1, "t:1:1: expected a value, got '/'" }, { "'a'", NN_E_FORMAT, 1, 1, "t:1:1: expected a value, got '''" }
    };
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        nn_error e = NN_ZERO;
        CHECK_STR(again(t[i].text, strlen(t[i].text), NULL, &e), "");
        CHECK_STR(e.msg, t[i].msg);
        CHECK_INT(e.status, t[i].s);
        CHECK_INT(e.line, t[i].line);
        CHECK_INT(e.col, t[i].col);
        CHECK_INT(e.offset, nni_text_byte(t[i].text, t[i].text + strlen(t[i].text), e.line, e.col));
    }
}
/* what is no pair of surrogates, at each end of its two ranges */
static void half_pairs(void)
{
    static const char *const t[] = { "\"\\udc00\\udc00\"", "\"\\udfff\\udc00\"", "\"\\ud800\\udbff\"", "\"\\ud800\\ue000\"",
                                     "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\\udc00\"" };
    nn_arena a = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_json *root = NULL;
        CHECK_MSG(nn_json_parse(&root, &a, t[i], strlen(t[i]), "t", NULL, &e) == NN_E_FORMAT, "%s is read", t[i]);
    }
    nn_arena_free(&a);
}
static void limits(void)
{
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_json_desc d = NN_ZERO;
    size_t i;
    for (i = 0; i < 100000; i++) (void)nn_buf_put(&b, "[", 1, NULL);
    CHECK_INT(nn_json_parse(&root, &a, (const char *)b.data, b.len, "deep", NULL, &e), NN_E_LIMIT);
    CHECK_STR(e.msg, "deep:1:513: nested deeper than 512 levels");
    for (i = 0; i < 100000; i++) (void)nn_buf_put(&b, "]", 1, NULL);
    d.max_depth = 100000;
    CHECK_OK(nn_json_parse(&root, &a, (const char *)b.data, b.len, "deep", &d, &e), e);
    nn_arena_free(&a);
    b.len = 0;
    (void)nn_buf_put(&b, "{", 1, NULL);                  /* many names, the last one twice */
    for (i = 0; i < 100000; i++) { char t[32]; (void)snprintf(t, sizeof t, "\"k%zu\":%zu,", i, i); (void)nn_buf_text(&b, t, NULL); }
    (void)nn_buf_text(&b, "\"k99999\":1}", NULL);
    CHECK_INT(nn_json_parse(&root, &a, (const char *)b.data, b.len, "wide", NULL, &e), NN_E_FORMAT);
    CHECK(strstr(e.msg, "duplicate name 'k99999'") != NULL);
    nn_arena_free(&a);
    a.limit = 65536;                                     /* the arena's limit bounds memory */
    CHECK_INT(nn_json_parse(&root, &a, (const char *)b.data, b.len, "wide", NULL, &e), NN_E_LIMIT);
    nn_arena_free(&a);
    nn_buf_free(&b);
}
static void tree(void)
{
    nn_arena a = NN_ZERO;
    nn_json *r = NULL, *o;
    nn_error e = NN_ZERO;
    const char *text = "{\"s\":\"x\",\"i\":7,\"f\":2.5,\"g\":3.0,\"t\":true,\n \"l\":[10,20],\"n\":null}";
    CHECK_OK(nn_json_parse(&r, &a, text, strlen(text), NULL, NULL, &e), e);
    CHECK_STR(nn_json_str(nn_json_get(r, "s"), "d"), "x");
    CHECK_STR(nn_json_str(nn_json_get(r, "none"), "d"), "d");
    CHECK_INT(nn_json_int(nn_json_get(r, "i"), 0), 7);
    CHECK_INT(nn_json_int(nn_json_get(r, "g"), 0), 3);
    CHECK_INT(nn_json_int(nn_json_get(r, "f"), -1), -1);
    CHECK_NEAR(nn_json_num(nn_json_get(r, "f"), 0), 2.5, 0);
    CHECK_NEAR(nn_json_num(nn_json_get(r, "i"), 0), 7, 0);
    CHECK_INT(nn_json_is(nn_json_get(r, "t"), 0), 1);
    CHECK_INT(nn_json_int(nn_json_at(nn_json_get(r, "l"), 1), 0), 20);
    CHECK(nn_json_at(nn_json_get(r, "l"), 2) == NULL);
    CHECK_INT(nn_json_get(r, "l")->line, 2);
    CHECK_INT(nn_json_get(r, "l")->col, 6);
    CHECK_INT(nn_json_get(r, "l")->n, 2);
    o = nn_json_new(&a, NN_JSON_OBJECT, NULL);
    nn_json_add(o, nn_json_new_str(&a, "k", "v", 1));
    nn_json_add(o, nn_json_new(&a, NN_JSON_NULL, "z"));
    CHECK_INT(o->n, 2);
    CHECK_STR(nn_json_str(nn_json_get(o, "k"), ""), "v");
    nn_arena_free(&a);
}
static void writer(void)
{
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    float f[3] = { 0.1f, 2.0f, -3.5f };
    double inf = nni_bits_f64(0x7ff0000000000000u);
    size_t shape[3] = { 2, 1, 2 };
    int32_t q[4] = { 1, 2, 3, 4 };
    nn_tensor t = nn_tensor_view(q, NN_I32, 3, shape);
    w.buf = &b;
    nn_json_begin_object(&w);
    nn_json_key(&w, "a"); nn_json_f64(&w, 0.5);
    nn_json_key(&w, "b"); nn_json_begin_array(&w); nn_json_i64(&w, -1); nn_json_u64(&w, UINT64_MAX); nn_json_bool(&w, 1); nn_json_null(&w); nn_json_string(&w, NULL); nn_json_end(&w);
    nn_json_key(&w, "c\n"); nn_json_string(&w, "<\"\xE2\x82\xAC\x01>");
    nn_json_key(&w, "d"); nn_json_rounded(&w, 0.1234567, 6);
    nn_json_key(&w, "e"); nn_json_f32s(&w, f, 3);
    nn_json_key(&w, "f"); nn_json_tensor(&w, &t);
    nn_json_key(&w, "g"); nn_json_begin_array(&w); nn_json_end(&w);
    nn_json_end(&w);
    CHECK_OK(nn_json_finish(&w, &e), e);
    CHECK_STR((const char *)b.data, "{\"a\":0.5,\"b\":[-1,18446744073709551615,true,null,null],\"c\\n\":\"<\\\"\xE2\x82\xAC\\u0001>\",\"d\":0.123457,\"e\":[0.1,2.0,-3.5],\"f\":[[[1,2]],[[3,4]]],\"g\":[]}");
    b.len = 0;
    w.indent = 2; w.ascii = 1; w.html = 1;
    nn_json_begin_object(&w);
    nn_json_key(&w, "k"); nn_json_string(&w, "</\xF0\x9F\x98\x80");
    nn_json_key(&w, "l"); nn_json_begin_array(&w); nn_json_i64(&w, 1); nn_json_begin_object(&w); nn_json_end(&w); nn_json_end(&w);
    nn_json_key(&w, "m"); nn_json_f32s(&w, f, 2);
    nn_json_key(&w, "t"); nn_json_tensor(&w, &t);
    nn_json_end(&w);
    CHECK_OK(nn_json_finish(&w, &e), e);
    CHECK_STR((const char *)b.data, "{\n  \"k\": \"\\u003c/\\ud83d\\ude00\",\n  \"l\": [\n    1,\n    {}\n  ],\n  \"m\": [0.1, 2.0],\n  \"t\": [\n    [\n      [1, 2]\n    ],\n    [\n      [3, 4]\n    ]\n  ]\n}");
    b.len = 0;
    memset(&w, 0, sizeof w);
    w.buf = &b; w.lines = 1; w.spaced = 1; w.nan = NN_JSON_NAN_NULL;
    nn_json_f64(&w, inf); CHECK_OK(nn_json_finish(&w, &e), e);
    w.nan = NN_JSON_NAN_STRING; nn_json_f64(&w, -inf); CHECK_OK(nn_json_finish(&w, &e), e);
    w.nan = NN_JSON_NAN_PYTHON; nn_json_f64(&w, inf - inf); CHECK_OK(nn_json_finish(&w, &e), e);
    CHECK_STR((const char *)b.data, "null\n\"-Infinity\"\nNaN\n");
    w.nan = NN_JSON_NAN_ERROR; nn_json_f64(&w, inf); CHECK_INT(nn_json_finish(&w, &e), NN_E_NONFINITE);
    /* misuse is told, not written */
    nn_json_end(&w); CHECK_INT(nn_json_finish(&w, &e), NN_E_ARG); CHECK_STR(e.msg, "json: nothing is open");
    nn_json_begin_object(&w); nn_json_i64(&w, 1); CHECK_INT(nn_json_finish(&w, &e), NN_E_ARG); CHECK_STR(e.msg, "json: a value without a key in an object");
    nn_json_begin_array(&w); nn_json_key(&w, "k"); CHECK_INT(nn_json_finish(&w, &e), NN_E_ARG); CHECK_STR(e.msg, "json: a key outside of an object");
    nn_json_begin_object(&w); nn_json_key(&w, "k"); nn_json_end(&w); CHECK_INT(nn_json_finish(&w, &e), NN_E_ARG); CHECK_STR(e.msg, "json: a key without its value");
    nn_json_i64(&w, 1); nn_json_i64(&w, 2); CHECK_INT(nn_json_finish(&w, &e), NN_E_ARG); CHECK_STR(e.msg, "json: a second value at the top");
    nn_json_begin_array(&w); CHECK_INT(nn_json_finish(&w, &e), NN_E_ARG); CHECK_STR(e.msg, "json: something is still open");
    CHECK_INT(nn_json_finish(&w, &e), NN_E_ARG); CHECK_STR(e.msg, "json: nothing was written");
    nn_json_string(&w, "\xff"); CHECK_INT(nn_json_finish(&w, &e), NN_E_ARG); CHECK_STR(e.msg, "json: a string is not valid utf-8");
    nn_json_f64(&w, inf); CHECK_REFUSED("inf", nn_json_finish(&w, &e), e, NN_E_NONFINITE, "json: a number is not finite");
    nn_json_begin_object(&w); nn_json_key(&w, "k"); nn_json_key(&w, "l"); CHECK_REFUSED("keys", nn_json_finish(&w, &e), e, NN_E_ARG, "json: two keys in a row");
    { int i; for (i = 0; i <= NN_JSON_MAX_DEPTH; i++) nn_json_begin_array(&w); CHECK_REFUSED("depth", nn_json_finish(&w, &e), e, NN_E_LIMIT, "json: nested too deep"); }
    { nn_tensor none = NN_ZERO; nn_json_tensor(&w, &none); CHECK_REFUSED("tensor", nn_json_finish(&w, &e), e, NN_E_ARG, "json: a tensor without a type"); }
    {
        nn_arena a = NN_ZERO;
        nn_json *v = NULL;
        nn_json_desc deep = NN_ZERO;
        nn_buf y = NN_ZERO;
        char text[1300];
        CHECK_OK(nn_json_parse(&v, &a, "{\"a\\u0000b\":1}", 14, NULL, NULL, &e), e);
        b.len = 0;
        nn_json_value(&w, v); CHECK_OK(nn_json_finish(&w, &e), e); CHECK_STR((const char *)b.data, "{\"a\\u0000b\": 1}\n");
        CHECK_OK(nn_yaml_write(&y, v, &e), e);
        CHECK_STR((const char *)y.data, "\"a\\u0000b\": 1\n");
        CHECK_OK(nn_yaml_parse(&v, &a, (const char *)y.data, y.len, NULL, NULL, &e), e);
        CHECK_INT(v->v.first->key_len, 3);
        y.len = 0;
        memset(text, '[', 600); memset(text + 600, ']', 600);
        deep.max_depth = 600;
        CHECK_OK(nn_json_parse(&v, &a, text, 1200, NULL, &deep, &e), e);
        nn_json_value(&w, v); CHECK_REFUSED("deep value", nn_json_finish(&w, &e), e, NN_E_LIMIT, "json: nested too deep");
        CHECK_REFUSED("deep yaml", nn_yaml_write(&y, v, &e), e, NN_E_LIMIT, "yaml: nested deeper than 100 levels");
        CHECK_REFUSED("yaml text", nn_yaml_put_scalar(&y, "ab\xff", 3, &e), e, NN_E_ARG, "yaml: byte 2: a string that is not valid utf-8");
        CHECK_REFUSED("false", nn_json_parse(&v, &a, "[tru]", 5, "t", NULL, &e), e, NN_E_FORMAT, "t:1:2: expected a value, got 't'");
        CHECK_REFUSED("map", nn_json_parse(&v, &a, "{\"a\":1 2}", 9, "t", NULL, &e), e, NN_E_FORMAT, "t:1:8: expected ',' or '}', got '2'");
        deep.allow_nan = 1;
        CHECK_REFUSED("nan", nn_json_parse(&v, &a, "[Nan]", 5, "t", &deep, &e), e, NN_E_FORMAT, "t:1:2: expected a value, got 'N'");
        nn_arena_free(&a);
        nn_buf_free(&y);
    }
    nn_buf_free(&b);
}
static void long_line(void)
{
    static char text[200000];
    nn_error e = NN_ZERO;
    nn_reader *r = NULL;
    const char *p;
    size_t taken = 0, n;
    memset(text, 'x', sizeof text);
    memcpy(text, "ab\n", 3);
    CHECK_OK(nn_reader_memory(&r, text, sizeof text, NULL, &e), e);
    CHECK_OK(nni_line_next(r, &taken, 200, &p, &n, &e), e);
    CHECK_REFUSED("a long line", nni_line_next(r, &taken, 200, &p, &n, &e), e, NN_E_LIMIT, "memory: byte 3: a line is longer than 200 bytes");
    nn_reader_close(r);
}
static void lines(void)
{
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_jsonl *r = NULL;
    nn_json *v = NULL;
    nn_file_opts o = NN_ZERO;
    const char *path = "build/test_json_lines.jsonl";
    size_t i, n, count = 0;
    o.no_sync = 1;
    for (i = 0; i < 3000; i++) {
        char t[64];
        (void)snprintf(t, sizeof t, "{\"i\":%zu}%s%s", i, i % 3 ? "\n" : "\r\n", i % 5 ? "" : "\n  \n");
        (void)nn_buf_text(&b, t, NULL);
    }
    (void)nn_buf_text(&b, "{\"i\":3000}", NULL);       /* no end of line */
    CHECK_OK(nn_file_write(path, b.data, b.len, &o, &e), e);
    CHECK_OK(nn_jsonl_open(&r, path, NULL, NULL, &e), e);
    while (nn_jsonl_next(r, &v, &e) == NN_OK && v) if (nn_json_int(nn_json_get(v, "i"), -1) != (int64_t)count++) TEST_FAIL("line %zu", nn_jsonl_line(r));
    CHECK_INT(count, 3001);
    CHECK(v == NULL);
    nn_jsonl_close(r);
    b.len = 0;
    (void)nn_buf_text(&b, "{\"a\":\"", NULL);          /* one long line */
    for (i = 0; i < 300000; i++) (void)nn_buf_put(&b, "x", 1, NULL);
    (void)nn_buf_text(&b, "\"}\n[1,\n", NULL);
    CHECK_OK(nn_file_write(path, b.data, b.len, &o, &e), e);
    CHECK_OK(nn_jsonl_open(&r, path, NULL, NULL, &e), e);
    CHECK_OK(nn_jsonl_next(r, &v, &e), e);
    CHECK_INT(nn_json_get(v, "a")->n, 300000);
    CHECK(nn_jsonl_text(r, &n) != NULL && n == 300008);
    CHECK_INT(nn_jsonl_next(r, &v, &e), NN_E_FORMAT);
    CHECK_STR(e.msg, "build/test_json_lines.jsonl:2:4: expected a value, got the end");
    nn_jsonl_close(r);
    (void)nn_file_remove(path, NULL, NULL);
    nn_buf_free(&b);
}
/* Every call of the hooks fails once, then it and all later ones: parsing, writing, whole files, lines. Under a limit of the arena that is far away
 * it is still memory that is missing; a limit that is met is told as one. */
static void out_of_memory(void)
{
    const char *text = "{\"a\":[1,2.5,\"s\\n\"],\"b\":{\"c\":null},\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1}";
    const char *path = "build/test_json_oom.jsonl";
    nn_buf file = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_arena small = NN_ZERO;
    nn_json *r = NULL;
    int what, sticky;
    CHECK_OK(nn_file_write(path, text, strlen(text), NULL, &e), e);
    for (what = 0; what < 3; what++)
        for (sticky = 0; sticky < 2; sticky++) {
            long k;
            int done = 0;
            for (k = 1; !done && k < 500; k++) {
                test_heap h = { 0, 0, 0, 0, 0 };
                nn_arena a = NN_ZERO;
                nn_buf b = NN_ZERO;
                nn_json_writer w = NN_ZERO;
                nn_file_opts o = NN_ZERO;
                nn_status s;
                h.fail_at = k;
                h.sticky = sticky;
                o.alloc = a.alloc = b.alloc = test_heap_hooks(&h);
                a.limit = (size_t)1 << 24;
                w.buf = &b;
                r = NULL;
                if (what == 2) {
                    nn_jsonl *lines = NULL;
                    s = nn_jsonl_open(&lines, path, NULL, &o, &e);
                    if (s == NN_OK) s = nn_jsonl_next(lines, &r, &e);
                    nn_jsonl_close(lines);
                } else {
                    s = what ? nn_json_read(&r, &a, path, NULL, &o, &e) : nn_json_parse(&r, &a, text, strlen(text), NULL, NULL, &e);
                    CHECK(s == NN_OK || r == NULL);
                    if (s == NN_OK) { nn_json_value(&w, r); s = nn_json_finish(&w, &e); }
                }
                nn_arena_free(&a);
                nn_buf_free(&b);
                CHECK_MSG(s == NN_OK || (s == NN_E_NOMEM && strstr(e.msg, "memory")), "%d, call %ld: status %d %s", what, k, (int)s, e.msg);
                CHECK_INT(h.live, 0);
                done = s == NN_OK && h.calls < k;
            }
            CHECK(done);
        }
    small.limit = 8192;
    r = NULL;
    (void)nn_buf_text(&file, "[0", NULL);
    for (what = 0; what < 600; what++) (void)nn_buf_text(&file, ",0", NULL);
    (void)nn_buf_text(&file, "]", NULL);
    CHECK_INT(nn_json_parse(&r, &small, (const char *)file.data, file.len, NULL, NULL, &e), NN_E_LIMIT);
    CHECK(strstr(e.msg, "the document needs more memory than its limit") != NULL);
    CHECK(r == NULL);
    nn_arena_free(&small);
    nn_buf_free(&file);
    (void)nn_file_remove(path, NULL, NULL);
}
static void decimal_comma(void)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "de_DE.utf8") && !setlocale(LC_ALL, "fr_FR.UTF-8") && !setlocale(LC_ALL, "de_DE")) SKIP("no decimal-comma locale is installed");
    accepted();
    writer();
    setlocale(LC_ALL, "C");
}
int main(void)
{
    (void)nn_dir_make("build", NULL, NULL);               /* their files lie there; absent when built by hand */
    RUN(accepted);
    RUN(refused);
    RUN(half_pairs);
    RUN(limits);
    RUN(tree);
    RUN(writer);
    RUN(lines);
    RUN(long_line);
    RUN(out_of_memory);
    RUN(decimal_comma);
    return test_report();
}
