/* tests/test_yaml.c - nn_fmt.h [YAML]: the subset by table (as JSON), refusals, warnings, writing */
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"

static nn_buf out;
static const char *as_json(const char *text, nn_error *e, nn_yaml_warning **warn, nn_arena *a)
{
    nn_json *root = NULL;
    nn_json_writer w = NN_ZERO;
    out.len = 0;
    w.buf = &out;
    w.nan = NN_JSON_NAN_PYTHON;
    if (nn_yaml_parse(&root, a, text, strlen(text), "t", warn, e) == NN_OK) { nn_json_value(&w, root); (void)nn_json_finish(&w, e); }
    (void)nn_buf_put(&out, "", 1, NULL);
    return (const char *)out.data;
}
static void accepted(void)
{
    static const struct { const char *text, *want; } t[] = {
        { "", "null" }, { "# only a comment\n", "null" }, { "---\n", "null" }, { "text", "\"text\"" }, { "--- # c\na: 1\n", "{\"a\":1}" }, { "a: 1\n...\n# end\n", "{\"a\":1}" },
        { "a: 1\nb: two\nc:\n", "{\"a\":1,\"b\":\"two\",\"c\":null}" },
        { "a:\n  b:\n    c: 1\n  d: 2\ne: 3\n", "{\"a\":{\"b\":{\"c\":1},\"d\":2},\"e\":3}" },
        { "a:\n- 1\n- 2\nb:\n  - 3\n", "{\"a\":[1,2],\"b\":[3]}" },
        { "- a\n-\n  - b\n  - c\n- - d\n  - e\n- k: 1\n  l: 2\n-\n", "[\"a\",[\"b\",\"c\"],[\"d\",\"e\"],{\"k\":1,\"l\":2},null]" },
        { "- k:\n  - 1\n  m: 2\n", "[{\"k\":[1],\"m\":2}]" }, { "-   k: 1\n    l: 2\n", "[{\"k\":1,\"l\":2}]" },
        { "a: [1,\n  2, # two\n\n# three\n3\n]\nb: {c: 1,\n d:\n  [x,\r\n\ty], e\n : 2}\nf: 3\n",
            "{\"a\":[1,2,3],\"b\":{\"c\":1,\"d\":[\"x\",\"y\"],\"e\":2},\"f\":3}" },
        /* texts over several lines: folded, n empty lines are n line feeds */
        { "a: b\n  c\n   d # e\nf: g\n\n \n  h\n", "{\"a\":\"b c d\",\"f\":\"g\\n\\nh\"}" },
        { "- x \n  y\t\n z\n- 1\n  2\n- true\n  #c\n", "[\"x y z\",\"1 2\",true]" },
        { "a:\n  b: c\n   -d :e\n  f: g\nh: i\n", "{\"a\":{\"b\":\"c -d :e\",\"f\":\"g\"},\"h\":\"i\"}" },
        { "[a\n b, c  \n\n\td\n#e\n, {f: g\n'h\n\"i, j: 1\n}]\n", "[\"a b\",\"c\\nd\",{\"f\":\"g 'h \\\"i\",\"j\":1}]" },
        { "a: 'b \n  c''\n\n  d'\ne: \"f \\\n   \\ g\\n \n  h\\t\n\n\n  i\\\n\n  j\"\n",
            "{\"a\":\"b c'\\nd\",\"e\":\"f  g\\n h\\t\\n\\ni\\nj\"}" },
        { "[\"a\nb\", 'c\r\n d', \"  \n e\n \"]\n", "[\"a b\",\"c d\",\" e \"]" }, { "a: \"\n  b\"\n", "{\"a\":\" b\"}" },
        { "[a: 1, \"b\":2, c : , d:,\n e:\n  [f: g], 1.50: no, {h: i}, j:]\n",       /* a pair in a list is a map of it */
            "[{\"a\":1},{\"b\":2},{\"c\":null},{\"d\":null},{\"e\":[{\"f\":\"g\"}]},{\"1.50\":\"no\"},{\"h\":\"i\"},{\"j\":null}]" },
        { "- [a,\nb]\n- {\n}\n", "[[\"a\",\"b\"],{}]" },
        { "a: [1, 'x, y', \"z\", {b: 2}, ]\nc: {d: [], e, 'f': 1, \"g\":2}\n", "{\"a\":[1,\"x, y\",\"z\",{\"b\":2}],\"c\":{\"d\":[],\"e\":null,\"f\":1,\"g\":2}}" },
        { "a: b#c\nd: e # f\ng: 'h # i'  # j\n", "{\"a\":\"b#c\",\"d\":\"e\",\"g\":\"h # i\"}" },
        { "u: http://x:8/y\nv: a:1\n'w x': 'it''s'\n\"y\\n\": \"\\t\\x41\\u00e9\\U0001F600\\\\\"\n", "{\"u\":\"http://x:8/y\",\"v\":\"a:1\",\"w x\":\"it's\",\"y\\n\":\"\\tA\xC3\xA9\xF0\x9F\x98\x80\\\\\"}" },
        { "a: |\n  x\n    y\n\n  z\n\nb: |-\n  t\nc: |+\n  u\n\n", "{\"a\":\"x\\n  y\\n\\nz\\n\",\"b\":\"t\",\"c\":\"u\\n\\n\"}" },
        { "a: >\n  x\n  y\n\n  z\n    more\n  w\nb: >-\n  t\n  u\n", "{\"a\":\"x y\\nz\\n  more\\nw\\n\",\"b\":\"t u\"}" }, { "a: |2\n    x\n", "{\"a\":\"  x\\n\"}" },
        { "- |\n a\n- b\n", "[\"a\\n\",\"b\"]" },
        { "a: |\n \n  \n  x\n   \n", "{\"a\":\"\\n\\nx\\n \\n\"}" },
            { "a: |\n \t\nb: 1\n", "{\"a\":\"\\t\\n\",\"b\":1}" },
        { "[~, null, Null, NULL, true, True, FALSE, yes, on]", "[null,null,null,null,true,true,false,\"yes\",\"on\"]" },
        { "[1, -2, +3, 0o17, 0x1F, 010, 1_000, 12:30:45, 18446744073709551615, 18446744073709551616]", "[1,-2,3,15,31,10,\"1_000\",\"12:30:45\",18446744073709551615,1.8446744073709552e+19]" },
        { "[1.5, 1e-4, .5, 5., -1.5E+3, .inf, -.INF, .NaN, 1.2.3, 1e, e5, ., -, 0x, 0o8]", "[1.5,0.0001,0.5,5.0,-1500.0,Infinity,-Infinity,NaN,\"1.2.3\",\"1e\",\"e5\",\".\",\"-\",\"0x\",\"0o8\"]" },
        { "\"\\U0010FFFF\\uD7FF\\uE000\"", "\"\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80\"" },   /* the last character, and beside surrogates */
        { "a: -b\nc: ?d\ne: :f\n", "{\"a\":\"-b\",\"c\":\"?d\",\"e\":\":f\"}" },
        { "\xEF\xBB\xBF" "a: 1\r\nb:\r\n  - 2\r\n", "{\"a\":1,\"b\":[2]}" }, { "k:\t1\nl: 2\t# c\n", "{\"k\":1,\"l\":2}" }, { "a:   \n  1\n", "{\"a\":1}" }
    };
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        nn_error e = NN_ZERO;
        nn_arena a = NN_ZERO;
        const char *got = as_json(t[i].text, &e, NULL, &a);
        if (strcmp(got, t[i].want) != 0) TEST_FAIL("case %zu: got '%s' (%s), expected '%s'", i, got, e.msg, t[i].want);
        nn_arena_free(&a);
    }
}
/* \L and \P are two characters here and three bytes of UTF-8: what is behind them in the arena must stay whole */
static void wide_escapes(void)
{
    nn_buf b = NN_ZERO;
    nn_arena a = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_json *r = NULL;
    size_t i, k;
    (void)nn_buf_text(&b, "[", NULL);
    for (k = 0; k < 3; k++) {
        (void)nn_buf_text(&b, k ? ", \"" : "\"", NULL);
        for (i = 0; i < 100; i++) (void)nn_buf_text(&b, i & 1 ? "\\P" : "\\L", NULL);
        (void)nn_buf_text(&b, "\"", NULL);
    }
    (void)nn_buf_text(&b, "]", NULL);
    CHECK_OK(nn_yaml_parse(&r, &a, (const char *)b.data, b.len, "t", NULL, &e), e);
    for (k = 0; r && k < 3; k++) {
        const nn_json *v = nn_json_at(r, k);
        CHECK_INT(v->n, 300);
        for (i = 0; i < 100; i++) if (memcmp(v->v.s + 3 * i, i & 1 ? "\xE2\x80\xA9" : "\xE2\x80\xA8", 3) != 0) TEST_FAIL("text %zu, character %zu", k, i);
    }
    nn_arena_free(&a);
    nn_buf_free(&b);
}
static void refused(void)
{
    static const struct { const char *text; nn_status s; size_t line, col; const char *msg; } t[] = {
        { "a: &x 1\n", NN_E_UNSUPPORTED, 1, 4, "anchors are not supported" }, { "a: *x\n", NN_E_UNSUPPORTED, 1, 4, "aliases are not supported" },
        { "a: !!str 1\n", NN_E_UNSUPPORTED, 1, 4, "tags are not supported" }, { "? a\n: 1\n", NN_E_UNSUPPORTED, 1, 1, "'? ' keys are not supported" },
        { "%YAML 1.2\n---\na: 1\n", NN_E_UNSUPPORTED, 1, 1, "directives are not supported" }, { "a: 1\n---\nb: 2\n", NN_E_UNSUPPORTED, 2, 1, "several documents in one file are not supported" },
        { "a: 1\n...\nb: 2\n", NN_E_UNSUPPORTED, 3, 1, "several documents in one file are not supported" },
        { "<<: {a: 1}\n", NN_E_UNSUPPORTED, 1, 1, "merge keys are not supported" }, { "a: 1\nb: 2\na: 3\n", NN_E_FORMAT, 3, 1, "duplicate key 'a', the first is at line 1" },
        { "{a: 1, a: 2}\n", NN_E_FORMAT, 1, 8, "duplicate key 'a', the first is at line 1" },
        { "a:\n\tb: 1\n", NN_E_FORMAT, 2, 1, "a tab in the indentation, expected spaces" }, { "a:\n  b: 1\n \tc: 2\n", NN_E_FORMAT, 3, 2, "a tab in the indentation, expected spaces" },
        { "a: b: c\n", NN_E_FORMAT, 1, 5, "a second ':' on this line: quote the value" }, { "- 1\n-2\n", NN_E_FORMAT, 2, 1, "expected '- ' or less indentation, got '-'" },
        { "a: 1\n  b: 2\n", NN_E_FORMAT, 2, 3, "a value does not go on like this: quote it on one line, or use | or >" },
        { "a: 1\nb\n", NN_E_FORMAT, 2, 1, "expected 'key: value'" }, { "a:\n    b: 1\n  c: 2\n", NN_E_FORMAT, 3, 3, "indented more than the map it stands in" },
        { "  a: 1\nb: 2\n", NN_E_FORMAT, 2, 1, "indented less than the first line" }, { "a: 1\n- b\n", NN_E_FORMAT, 2, 1, "a list item between the keys of a map" },
        { "a: [1, 2\n", NN_E_FORMAT, 1, 4, "the list is not closed: expected ']'" },
            { "a: [1, 2]]\n", NN_E_FORMAT, 1, 10, "expected the end of the line, got ']'" },
        { "a: {b: 1\n", NN_E_FORMAT, 1, 4, "the map is not closed: expected '}'" },
            { "a: [1,,2]\n", NN_E_FORMAT, 1, 7, "expected a value, got ','" },
            { "[[a]: 1]\n", NN_E_FORMAT, 1, 5, "a key must be a scalar" }, { "[{a: 1}: 1]\n", NN_E_FORMAT, 1, 8, "a key must be a scalar" },
            { "[a: b: c]\n", NN_E_FORMAT, 1, 6, "expected ',' or ']', got ':'" }, { "[a\n : b]\n", NN_E_FORMAT, 2, 2, "the key of a map inside a list must be on one line" },
            { "[: a]\n", NN_E_FORMAT, 1, 2, "expected a key before ':'" }, { "[<<: a]\n", NN_E_UNSUPPORTED, 1, 2, "merge keys are not supported" },
            { "[a: 1\n", NN_E_FORMAT, 1, 1, "the list is not closed: expected ']'" },
        { "a: 'x\n", NN_E_FORMAT, 1, 4, "the closing quote is missing" }, { "a: \"x\\q\"\n", NN_E_FORMAT, 1, 7, "expected an escape, got 'q'" }, { "a: \"\\xg0\"\n", NN_E_FORMAT, 1, 7, "expected a hex digit, got 'g'" },
        { "a: \"\\ud800\"\n", NN_E_FORMAT, 1, 11, "the escape is not a character" }, { "a: 'x' y\n", NN_E_FORMAT, 1, 8, "expected the end of the line, got 'y'" },
        { "a: @x\n", NN_E_FORMAT, 1, 4, "a plain value must not start with '@'" }, { "a: `x\n", NN_E_FORMAT, 1, 4, "a plain value must not start with '`'" }, { "a: - 1\n", NN_E_FORMAT, 1, 4, "a list cannot start here" },
        { "a: 1e999\n", NN_E_FORMAT, 1, 4, "number '1e999' is out of range" }, { "a: \x01\n", NN_E_FORMAT, 1, 4, "a control character" }, { "a: \xff\n", NN_E_FORMAT, 1, 4, "expected valid utf-8, got byte 0xff" },
        { ": a\n", NN_E_FORMAT, 1, 1, "expected a key before ':'" }, { "a: |x\n  b\n", NN_E_FORMAT, 1, 5, "expected the end of the line, got 'x'" }, { "--- a\n", NN_E_UNSUPPORTED, 1, 5, "content on the line of --- is not supported" },
        { "a: %b\n", NN_E_FORMAT, 1, 4, "a plain value must not start with '%'" }, { "{[a]: 1}\n", NN_E_FORMAT, 1, 2, "a key must be a scalar" }, { "[|]\n", NN_E_FORMAT, 1, 2, "a block of text cannot start here, got '|'" },
        { "[1, # c\n", NN_E_FORMAT, 1, 1, "the list is not closed: expected ']'" },
            { "x:\n  - {a: 1, # c\n", NN_E_FORMAT, 2, 5, "the map is not closed: expected '}'" },
        { "[1,\n---\n2]\n", NN_E_FORMAT, 1, 1, "the list is not closed: expected ']'" },
            { "['a'\n b]\n", NN_E_FORMAT, 2, 2, "expected ',' or ']', got 'b'" },
        /* texts over several lines: what is no continuation */
        { "[a # c\n b]\n", NN_E_FORMAT, 2, 2, "expected ',' or ']', got 'b'" },
        { "[a\n [b]]\n", NN_E_FORMAT, 2, 2, "expected ',' or ']', got '['" },
        { "[a\n b: c]\n", NN_E_FORMAT, 2, 3, "the key of a map inside a list must be on one line" },
        { "{a\n b: c}\n", NN_E_FORMAT, 2, 2, "expected ',' or '}', got 'b'" },
        { "[a\n---\n b]\n", NN_E_FORMAT, 1, 1, "the list is not closed: expected ']'" },
        { "['a\n---\n b']\n", NN_E_FORMAT, 1, 2, "the closing quote is missing" },
        { "a: \"x\n...\n\"\n", NN_E_FORMAT, 1, 4, "the closing quote is missing" },
        { "a: \"x\ny\"\n", NN_E_FORMAT, 2, 1, "a quoted text goes on at the indent of what holds it" },
        { "a:\n  b: 'x\n  y'\n", NN_E_FORMAT, 3, 3, "a quoted text goes on at the indent of what holds it" },
        { "'a\n b': 1\n", NN_E_FORMAT, 2, 4, "a second ':' on this line: quote the value" },
        { "{'a\n b': 1}\n", NN_E_FORMAT, 1, 2, "the closing quote is not on this line" },
        { "a: 1 # c\n  2\n", NN_E_FORMAT, 2, 3, "a value does not go on like this: quote it on one line, or use | or >" },
        { "a: b\n  - c\n", NN_E_FORMAT, 2, 3, "a value does not go on like this: quote it on one line, or use | or >" },
        { "a: b\n  'c'\n", NN_E_FORMAT, 2, 3, "a value does not go on like this: quote it on one line, or use | or >" },
        { "a: b\n  c\n  d: e\n", NN_E_FORMAT, 3, 3, "a value does not go on like this: quote it on one line, or use | or >" },
        { "a: b\n\tc\n", NN_E_FORMAT, 2, 1, "a tab in the indentation, expected spaces" },
        { "a: b\n  c: \n", NN_E_FORMAT, 2, 3, "a value does not go on like this: quote it on one line, or use | or >" },
        { "a: 'b'\n  c\n", NN_E_FORMAT, 2, 3, "a value does not go on like this: quote it on one line, or use | or >" },
            { "[1,\n 2 #c\n ,#d\n]\n", NN_E_FORMAT, 3, 3, "expected a value, got '#'" },
            { "['a' b]\n", NN_E_FORMAT, 1, 6, "expected ',' or ']', got 'b'" },
        { "{a: 'b' c}\n", NN_E_FORMAT, 1, 9, "expected ',' or '}', got 'c'" }, { "- - a\n - b\n", NN_E_FORMAT, 2, 2, "indented more than the list it stands in" },
        { "a: \"\x1b\"\n", NN_E_FORMAT, 1, 5, "a control character" }, { "a: 1\rb: 2\n", NN_E_FORMAT, 1, 5, "a carriage return without a line feed" },
        { "x\ny\n", NN_E_FORMAT, 2, 1, "expected the end after the value" },
            { "-\tx: 1\n", NN_E_FORMAT, 1, 2, "a tab after '-', expected a space" },
        /* yaml-test-suite 5LLU, S98Z, W9L4, Y79Y/0 */
        { "a: >\n \n  \n   \n invalid\n", NN_E_FORMAT, 4, 2,
            "a blank line indented more than the text that follows it" },
        { "a: >\n \n  \n   \n # comment\n", NN_E_FORMAT, 4, 2,
            "a blank line indented more than the text that follows it" },
        { "---\na: |\n     \n  more\n  less\n", NN_E_FORMAT, 3, 3,
            "a blank line indented more than the text that follows it" },
        { "a: |\n\t\nb: 1\n", NN_E_FORMAT, 2, 1, "a tab in the indentation, expected spaces" },
        { "a: |\n    x\n  \t\nb: 1\n", NN_E_FORMAT, 3, 3, "a tab in the indentation, expected spaces" }
    };
    size_t i;
    char msg[256];
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        nn_error e = NN_ZERO;
        nn_arena a = NN_ZERO;
        CHECK_STR(as_json(t[i].text, &e, NULL, &a), "");
        (void)snprintf(msg, sizeof msg, "t:%zu:%zu: %s", t[i].line, t[i].col, t[i].msg);
        CHECK_STR(e.msg, msg);
        CHECK_INT(e.status, t[i].s);
        CHECK_INT(e.line, t[i].line);
        CHECK_INT(e.col, t[i].col);
        CHECK_INT(e.offset, nni_text_byte(t[i].text, t[i].text + strlen(t[i].text), e.line, e.col));
        nn_arena_free(&a);
    }
    {
        nn_buf b = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_arena a = NN_ZERO;
        nn_json *r;
        for (i = 0; i < 100000; i++) (void)nn_buf_put(&b, "[", 1, NULL);
        CHECK_REFUSED("lists", nn_yaml_parse(&r, &a, (const char *)b.data, b.len, "t", NULL, &e), e, NN_E_LIMIT, "t:1:101: nested deeper than 100 levels");
        for (i = 99; i <= 101; i++) {                /* what is read can be written, and read again: scalars and empty lists included */
            static const char *const last[] = { "- ", "- x", "- []", "- a: 1" };
            size_t k, n;
            for (k = 0; k < 4; k++) {
                nn_buf w = NN_ZERO;
                size_t levels = i + (k > 1);
                b.len = 0;
                for (n = 0; n + 1 < i; n++) (void)nn_buf_text(&b, "- ", NULL);
                (void)nn_buf_text(&b, last[k], NULL);
                if (levels > 100) {
                    CHECK_INT(nn_yaml_parse(&r, &a, (const char *)b.data, b.len, "t", NULL, &e), NN_E_LIMIT);
                    continue;
                }
                CHECK_OK(nn_yaml_parse(&r, &a, (const char *)b.data, b.len, "t", NULL, &e), e);
                CHECK_OK(nn_yaml_write(&w, r, &e), e);
                CHECK_OK(nn_yaml_parse(&r, &a, (const char *)w.data, w.len, "t", NULL, &e), e);
                nn_buf_free(&w);
            }
        }
        {
            nn_json *top = NULL, *c;                 /* 101 levels made by hand, the last one empty */
            nn_buf w = NN_ZERO;
            for (i = 0; i < 101; i++) { c = nn_json_new(&a, NN_JSON_ARRAY, NULL); if (top) nn_json_add(c, top); top = c; }
            CHECK_REFUSED("written", nn_yaml_write(&w, top, &e), e, NN_E_LIMIT, "yaml: nested deeper than 100 levels");
            CHECK_OK(nn_yaml_write(&w, top->v.first, &e), e);
            nn_buf_free(&w);
        }
        b.len = 0;
        for (i = 0; i < 1000; i++) { size_t k; for (k = 0; k < i; k++) (void)nn_buf_put(&b, " ", 1, NULL); (void)nn_buf_text(&b, "a:\n", NULL); }
        CHECK_REFUSED("maps", nn_yaml_parse(&r, &a, (const char *)b.data, b.len, "t", NULL, &e), e, NN_E_LIMIT, "t:101:101: nested deeper than 100 levels");
        nn_arena_free(&a);
        nn_buf_free(&b);
    }
}
static void warnings(void)
{
    nn_arena a = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_yaml_warning *w = NULL;
    size_t n = 0;
    CHECK_STR(as_json("a: yes\nb: no\nc: 010\nd: 1_000\ne: 12:30\nf: 'no'\ng: 1e-4\non: 0b11\nh: 0.5\n", &e, &w, &a),
              "{\"a\":\"yes\",\"b\":\"no\",\"c\":10,\"d\":\"1_000\",\"e\":\"12:30\",\"f\":\"no\",\"g\":0.0001,\"on\":\"0b11\",\"h\":0.5}");
    {
        static const struct { size_t line, col; const char *msg; } t[] = { { 1, 4, "'yes' is text here but true in YAML 1.1: write true, or quote it" }, { 2, 4, "'no' is text here but false in YAML 1.1: write false, or quote it" },
            { 3, 4, "'010' is decimal here but octal in YAML 1.1: drop the leading 0, or quote it" }, { 4, 4, "'1_000' is text here but a number in YAML 1.1: leave out the underscores" },
            { 5, 4, "'12:30' is text here but a number in base 60 in YAML 1.1: quote it" }, { 8, 1, "'on' is text here but true in YAML 1.1: write true, or quote it" }, { 8, 5, "'0b11' is text here but a binary number in YAML 1.1" } };
        for (; w && n < 7; w = w->next, n++) { CHECK_STR(w->msg, t[n].msg); CHECK_INT(w->line, t[n].line); CHECK_INT(w->col, t[n].col); }
    }
    CHECK(n == 7 && !w);
    CHECK_STR(as_json("[no: yes, on]", &e, &w, &a), "[{\"no\":\"yes\"},\"on\"]");       /* once each */
    for (n = 0; w; w = w->next, n++) { CHECK_INT(w->line, 1); CHECK_INT(w->col, n == 0 ? 2 : n == 1 ? 6 : 11); }
    CHECK_INT(n, 3);
    nn_arena_free(&a);
}
static void places(void)
{
    nn_arena a = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_json *r = NULL;
    const char *text = "a:\n  b: 1\n  # c\n  deep:\n    - x\n";
    CHECK_OK(nn_yaml_parse(&r, &a, text, strlen(text), NULL, NULL, &e), e);
    r = nn_json_get(nn_json_get(r, "a"), "deep");
    CHECK_INT(r->line, 4);
    CHECK_INT(r->col, 3);
    CHECK_INT(r->v.first->line, 5);
    CHECK_INT(r->v.first->col, 7);
    nn_arena_free(&a);
}
static void writing(void)
{
    static const char *const json = "{\"s\":\"plain text\",\"no\":\"no\",\"num\":\"1e5\",\"e\":\"\",\"q\":\"it's\",\"nl\":\"a\\nb\\t\\\"\\\\\",\"u\":\"\xC3\xA9\",\"i\":-5,\"f\":1e-05,\"g\":1e+16,"
        "\"l\":[1,2.5,\"x\"],\"ll\":[[1,2],[],{}],\"m\":{\"k\":{\"z\":null}},\"lm\":[{\"a\":1,\"b\":[{\"c\":true}]}],\"1\":\"y\",\"p\":\"a: b\",\"c\":\" # x\",\"d\":\"-\",\"t\":\"~\",\"w\":\"2024-01-01\",\"v\":\"12:30\"}";
    nn_arena a = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_json *r = NULL;
    nn_buf y = NN_ZERO;
    nn_yaml_warning *w = NULL;
    CHECK_OK(nn_json_parse(&r, &a, json, strlen(json), NULL, NULL, &e), e);
    CHECK_OK(nn_yaml_write(&y, r, &e), e);
    CHECK_STR((const char *)y.data, "s: plain text\n'no': 'no'\nnum: '1e5'\ne: ''\nq: \"it's\"\nnl: \"a\\nb\\t\\\"\\\\\"\nu: \"\xC3\xA9\"\ni: -5\nf: 1.0e-05\ng: 1.0e+16\n"
        "l: [1, 2.5, x]\nll:\n  - - 1\n    - 2\n  - []\n  - {}\nm:\n  k:\n    z: null\nlm:\n  - a: 1\n    b:\n      - c: true\n'1': 'y'\np: 'a: b'\nc: ' # x'\nd: '-'\nt: '~'\nw: '2024-01-01'\nv: '12:30'\n");
    CHECK_STR(as_json((const char *)y.data, &e, &w, &a), json);
    CHECK(w == NULL);
    nn_buf_free(&y);
    nn_arena_free(&a);
}
static void out_of_memory(void)
{
    const char *text = "a: [1, {b: 'x'}]\nc:\n  - d: |\n      text\n    e: yes\n\"k\\n\": 1\n", *path = "build/test_yaml_oom.yaml";
    nn_error e = NN_ZERO;
    nn_arena small = NN_ZERO;
    nn_json *r = NULL;
    int what, sticky;
    CHECK_OK(nn_file_write(path, text, strlen(text), NULL, &e), e);
    for (what = 0; what < 2; what++)
        for (sticky = 0; sticky < 2; sticky++) {
            long k;
            int done = 0;
            for (k = 1; !done && k < 500; k++) {
                test_heap h = { 0, 0, 0, 0, 0 };
                nn_arena a = NN_ZERO;
                nn_buf b = NN_ZERO;
                nn_yaml_warning *w = NULL;
                nn_file_opts o = NN_ZERO;
                nn_status s;
                h.fail_at = k;
                h.sticky = sticky;
                o.alloc = a.alloc = b.alloc = test_heap_hooks(&h);
                a.limit = (size_t)1 << 24;           /* far away: memory is what is missing */
                r = NULL;
                s = what ? nn_yaml_read(&r, &a, path, &w, &o, &e) : nn_yaml_parse(&r, &a, text, strlen(text), NULL, &w, &e);
                CHECK(s == NN_OK || (r == NULL && w == NULL));
                if (s == NN_OK) s = nn_yaml_write(&b, r, &e);
                nn_arena_free(&a);
                nn_buf_free(&b);
                CHECK_MSG(s == NN_OK || (s == NN_E_NOMEM && strstr(e.msg, "memory")), "%d, call %ld: status %d %s", what, k, (int)s, e.msg);
                CHECK_INT(h.live, 0);
                done = s == NN_OK && h.calls < k;
            }
            CHECK(done);
        }
    small.limit = 64;
    CHECK_INT(nn_yaml_parse(&r, &small, text, strlen(text), NULL, NULL, &e), NN_E_LIMIT);
    CHECK_STR(e.msg, "yaml:1:1: the document needs more memory than its limit");
    nn_arena_free(&small);
    (void)nn_file_remove(path, NULL, NULL);
}
int main(void)
{
    (void)nn_dir_make("build", NULL, NULL);               /* their files lie there; absent when built by hand */
    RUN(accepted);
    RUN(wide_escapes);
    RUN(refused);
    RUN(warnings);
    RUN(places);
    RUN(writing);
    RUN(out_of_memory);
    nn_buf_free(&out);
    return test_report();
}
