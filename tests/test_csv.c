/* tests/test_csv.c - nn_fmt.h [CSV]: the dialect by table, refusals with line and column, matrices, streaming, writing */
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include <locale.h>

/* A table as text: "name:type=v|v|v;..." with - for missing. */
static const char *flat(const nn_table *t)
{
    static char out[4096];
    size_t i, j, n, k = 0;
    out[0] = 0;
    for (i = 0; i < t->cols; i++) {
        const nn_column *c = t->columns + i;
        k += (size_t)snprintf(out + k, sizeof out - k, "%s%s:%s=", i ? ";" : "", c->name, c->is_text ? "text" : nn_dtype_name(c->values.dtype));
        for (j = 0; j < t->rows; j++) {
            char b[NN_NUM_BYTES];
            int64_t s = 0; uint64_t u = 0; float f = 0; double d = 0;
            const char *p = b;
            if (c->is_text) { p = nn_table_text(c, j, &n); if (!p) p = "-"; }
            else switch (nni_elem(&c->values, j, &s, &u, &f, &d)) {
                case 'i': nn_i64_print(b, s); break;
                case 'd': nn_f64_print(b, d); break;
                case 'b': strcpy(b, u ? "T" : "F"); break;
                default: nn_u64_print(b, u); break;
            }
            k += (size_t)snprintf(out + k, sizeof out - k, "%s%s", j ? "|" : "", p);
        }
    }
    return out;
}
static nn_status parse(nn_table *t, const char *text, const nn_csv_desc *d, nn_error *e)
{
    nn_file_opts o = NN_ZERO;
    o.name = "t.csv";
    return nn_csv_parse(t, text, strlen(text), d, &o, e);
}

static void dialect(void)
{
    static const struct { const char *text, *want; } t[] = {
        { "a,b\n1,2\n3,4\n", "a:i64=1|3;b:i64=2|4" },
        { "a,b\r\n1,2\r\n3,4", "a:i64=1|3;b:i64=2|4" },
        { "a,b\r1,2\r3,4\r", "a:i64=1|3;b:i64=2|4" },
        { "\xEF\xBB\xBF" "a,b\n1,2\n", "a:i64=1;b:i64=2" },
        { "a,b\n\n1,2\n   \n\r\n3,4\n\n", "a:i64=1|3;b:i64=2|4" },
        { "a,b\n1\n3,4\n", "a:i64=1|3;b:f64=nan|4.0" },
        { "a,a,,a,\n1,2,3,4,5\n", "a:i64=1;a.1:i64=2;Unnamed: 2:i64=3;a.2:i64=4;Unnamed: 4:i64=5" },
        { "a,a.1,a,a\n1,2,3,4\n", "a:i64=1;a.1:i64=2;a.2:i64=3;a.3:i64=4" },
        { "Unnamed: 1,\n1,2\n", "Unnamed: 1:i64=1;Unnamed: 1.1:i64=2" },
        { "a\n\"x,y\"\n\"l1\nl2\"\n\"say \"\"hi\"\"\"\n\"\"\n", "a:text=x,y|l1\nl2|say \"hi\"|-" },
        { "a\n \"x\"\nx\"y\n\"x\"y\n", "a:text= \"x\"|x\"y|xy" },
        { "a,b\n1,\"\"\"\"\n2,\"a\"\"b\"\"c\"\n", "a:i64=1|2;b:text=\"|a\"b\"c" },
        { "a\n1\n\n2.5\nNA\n", "a:f64=1.0|2.5|nan" },
        { "a\n-nan\n#N/A N/A\n1.#IND\n-1.#QNAN\n<NA>\nNone\nn/a\nnull\nNULL\n", "a:f64=nan|nan|nan|nan|nan|nan|nan|nan|nan" },
        { "a\n9223372036854775807\n-9223372036854775808\n", "a:i64=9223372036854775807|-9223372036854775808" },
        { "a\n1\n18446744073709551615\n", "a:u64=1|18446744073709551615" },
        { "a\n-1\n18446744073709551615\n", "a:text=-1|18446744073709551615" },
        { "a,b\n1,x\n-1,x\n18446744073709551615,pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp\n", "a:text=1|-1|18446744073709551615;b:text=x|x|pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp" },   /* the -1 straight from the text */
        { "a\n1\n99999999999999999999\n", "a:text=1|99999999999999999999" },
        { "a\n1.5\n99999999999999999999\n", "a:f64=1.5|1e+20" },
        { "a,b\n1,1\n,2\n18446744073709551615,3\n", "a:text=1|-|18446744073709551615;b:i64=1|2|3" },
        { "a,b\n18446744073709551615,1\n,2\n", "a:text=18446744073709551615|-;b:i64=1|2" },
        { "a,b\n,1\n9223372036854775807,2\n", "a:f64=nan|9.223372036854776e+18;b:i64=1|2" },
        { "a,b\n,1\n99999999999999999999,2\n", "a:text=-|99999999999999999999;b:i64=1|2" },
        { "a,b\n,1\n0.5,1\n18446744073709551615,2\n", "a:f64=nan|0.5|1.8446744073709552e+19;b:i64=1|1|2" },
        { "a\n007\n +5 \n-0\n", "a:i64=7|5|0" },
        { "a\n0x10\n1_000\n", "a:text=0x10|1_000" },
        { "a\nTrue\nFALSE\ntrue\n", "a:bool=T|F|T" },
        { "a,b\nTrue,1\n,2\n", "a:text=True|-;b:i64=1|2" },
        { "a\nTrue\n1\n", "a:text=True|1" },
        { "a\n1\n2\nx\n\n4\n", "a:text=1|2|x|4" },
        { "a,b\n1.50,x\n,y\nabc,z\n", "a:text=1.50|-|abc;b:text=x|y|z" },
        { "a\ninf\n-Infinity\nINF\n1e400\n", "a:f64=inf|-inf|inf|inf" },
        { "a,b\n\"5\",\"NA\"\n", "a:i64=5;b:f64=nan" },
        { "a,b\n", "a:f64=;b:f64=" },
        { " b\n\xC3\xA9\n", " b:text=\xC3\xA9" }
    };
    static const struct { nn_csv_desc d; const char *text, *want; } o[] = {
        { { ';', 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, "a;b\n1,5;2\n", "a:text=1,5;b:i64=2" },
        { { 0, 1, 1, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, "  1   2.5\t x\n\n3 4 y  \n", "0:i64=1|3;1:f64=2.5|4.0;2:text=x|y" },
        { { 0, 0, 0, 1, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, "a,b\n\"x,y\"\n", "a:text=\"x;b:text=y\"" },
        { { 0, 0, 0, 0, 1, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, "a, b\n1, x\n2, \"y,z\"\n", "a:i64=1|2;b:text=x|y,z" },
        { { 0, 0, 1, 0, 0, 1, 0, 1, 0, NULL, 0, 0, 0, NULL, 0 }, "\nx\n\n", "0:text=|x|" },
        { { 0, 0, 0, 0, 0, 0, 0, 1, 0, NULL, 0, 0, 0, NULL, 0 }, "a,b\n1,NA\n007\n", "a:text=1|007;b:text=NA|" },
        { { 0, 0, 0, 0, 0, 0, 0, 0, 1, "?", 0, 0, 0, NULL, 0 }, "a,b\n?,NA\n2,\n", "a:f64=nan|2.0;b:text=NA|-" },
        { { 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, '#', 2, 1, NULL, 0 }, "junk,\"\njunk\n# c\na,b\n#x\n1,2\n3,4\n", "a:i64=1;b:i64=2" }
    };
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        nn_table tab = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_status s = parse(&tab, t[i].text, NULL, &e);
        CHECK_MSG(s == NN_OK, "case %zu: %s", i, e.msg);
        if (s == NN_OK) CHECK_STR(flat(&tab), t[i].want);
        nn_table_free(&tab);
    }
    for (i = 0; i < sizeof o / sizeof o[0]; i++) {
        nn_table tab = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_status s = parse(&tab, o[i].text, &o[i].d, &e);
        CHECK_MSG(s == NN_OK, "option case %zu: %s", i, e.msg);
        if (s == NN_OK) CHECK_STR(flat(&tab), o[i].want);
        nn_table_free(&tab);
    }
}

static void refusals(void)
{
    static const nn_dtype types[] = { NN_I64, NN_F64, NN_BOOL };
    static const nn_csv_desc fixed = { 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, types, 3 };
    static const nn_csv_desc strict = { 0, 0, 0, 0, 0, 0, 1, 0, 0, NULL, 0, 0, 0, NULL, 0 };
    static const struct { const nn_csv_desc *d; const char *text; nn_status s; size_t line, col; const char *msg; } t[] = {
        { NULL, "", NN_E_FORMAT, 1, 1, "t.csv:1:1: expected a header, got nothing" },
        { NULL, "\n\n", NN_E_FORMAT, 3, 1, "t.csv:3:1: expected a header, got nothing" },
        { NULL, "a,b\n1,2,3\n", NN_E_FORMAT, 2, 5, "t.csv:2:5: expected 2 fields, got 3" },
        { NULL, "a,b\n1,\"x\ny", NN_E_FORMAT, 2, 3, "t.csv:2:3: expected a closing quote, got the end of the file" },
        { NULL, "a,b\n1,\"x\"\"", NN_E_FORMAT, 2, 3, "t.csv:2:3: expected a closing quote, got the end of the file" },
        { &fixed, "n,x,y\n1,2,True\n1.5,2,True\n", NN_E_FORMAT, 3, 1, "t.csv:3:1: column 'n': expected an integer, got '1.5'" },
        { &fixed, "n,petal_w,y\n1,n,True\n", NN_E_FORMAT, 2, 3, "t.csv:2:3: column 'petal_w': expected a number, got 'n'" },
        { &fixed, "n,x,y\n1,2,yes\n", NN_E_FORMAT, 2, 5, "t.csv:2:5: column 'y': expected true or false, got 'yes'" },
        { &fixed, "n,x,y\n,2,True\n", NN_E_FORMAT, 2, 1, "t.csv:2:1: column 'n': expected an integer, got ''" },
        { &fixed, "n,x,y\n1,\"a\n\nb\",True\n", NN_E_FORMAT, 2, 3, "t.csv:2:3: column 'x': expected a number, got 'a??b'" },
        { &fixed, "n,x,y\n1,\"\n4\n\",maybe\n", NN_E_FORMAT, 2, 3, "t.csv:2:3: column 'x': expected a number, got '?4?'" },
        { &fixed, "n,x,y,z\n1,2,True,\"\n\"\n1,2,maybe,z\n", NN_E_FORMAT, 4, 5, "t.csv:4:5: column 'y': expected true or false, got 'maybe'" },
        { &strict, "a,b\n1\n", NN_E_FORMAT, 2, 2, "t.csv:2:2: expected 2 fields, got 1" },
        { &strict, "a,b\n1,x\"y\n", NN_E_FORMAT, 2, 3, "t.csv:2:3: a quote inside a field that does not begin with one" },
        { &strict, "a,b\n1,\"x\"y\n", NN_E_FORMAT, 2, 6, "t.csv:2:6: text behind a closing quote" }
    };
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        nn_table tab = NN_ZERO;
        nn_error e = NN_ZERO;
        CHECK_INT(parse(&tab, t[i].text, t[i].d, &e), t[i].s);
        CHECK_STR(e.msg, t[i].msg);
        CHECK_INT(e.line, t[i].line);
        CHECK_INT(e.col, t[i].col);
        CHECK(tab.columns == NULL);
    }
    {   /* a wide header over short rows must not blow memory up */
        nn_buf b = NN_ZERO;
        nn_table tab = NN_ZERO;
        nn_error e = NN_ZERO;
        for (i = 0; i < 20000; i++) (void)nn_buf_put(&b, "a,", 2, NULL);
        (void)nn_buf_put(&b, "a\n", 2, NULL);
        for (i = 0; i < 50000; i++) (void)nn_buf_put(&b, "1\n", 2, NULL);
        CHECK_REFUSED("wide header", nn_csv_parse(&tab, b.data, b.len, NULL, NULL, &e), e, NN_E_LIMIT, ":1: short rows under a wide header: more than 4 cells per byte");
        b.len = 0;
        for (i = 0; i < NN_CSV_MAX_COLUMNS; i++) (void)nn_buf_put(&b, ",", 1, NULL);
        CHECK_REFUSED("columns", nn_csv_parse(&tab, b.data, b.len, NULL, NULL, &e), e, NN_E_LIMIT,
            "csv:1:1: more than 131072 columns");
        nn_buf_free(&b);
    }
}

static void matrix(void)
{
    nn_xy m = NN_ZERO;
    nn_xy_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    char b[16];
    const char *text = "x1,kind,x2\n1.5,cat,2\n0.1,dog,-3\n7,ant,1e3\n";
    d.label = "kind";
    CHECK_OK(nn_csv_parse_xy(&m, text, strlen(text), &d, NULL, &e), e);
    CHECK_INT(m.x.shape[0], 3);
    CHECK_INT(m.x.shape[1], 2);
    CHECK(nn_f32(&m.x)[2] == 0.1f && nn_f32(&m.x)[5] == 1000.0f);
    CHECK_INT(nn_i64(&m.y)[0], 1);
    CHECK_INT(nn_i64(&m.y)[1], 2);
    CHECK_INT(nn_i64(&m.y)[2], 0);
    CHECK_INT(nn_tensor_text(&m.classes, 0, b, sizeof b), 3);
    CHECK_STR(b, "ant");
    CHECK_STR(m.names[1], "x2");
    CHECK_STR(m.label, "kind");
    nn_xy_free(&m);
    memset(&d, 0, sizeof d);
    d.dtype = NN_F64;
    text = "a,target\n1,0\n2,1\n";
    CHECK_OK(nn_csv_parse_xy(&m, text, strlen(text), &d, NULL, &e), e);
    CHECK_INT(m.y.dtype, NN_I64);
    CHECK_NEAR(nn_f64(&m.x)[1], 2, 0);
    nn_xy_free(&m);
    text = "a,target\n1,0.5\n2,1\n";
    CHECK_OK(nn_csv_parse_xy(&m, text, strlen(text), &d, NULL, &e), e);
    CHECK_INT(m.y.dtype, NN_F64);
    CHECK_NEAR(nn_f64(&m.y)[0], 0.5, 0);
    nn_xy_free(&m);
    text = "a,target\n1,1\n2,1b\n3,1\n";         /* labels that turn to text late */
    CHECK_OK(nn_csv_parse_xy(&m, text, strlen(text), &d, NULL, &e), e);
    CHECK_INT(m.classes.shape[0], 2);
    CHECK_INT(nn_i64(&m.y)[1], 1);
    CHECK_INT(nn_i64(&m.y)[2], 0);
    nn_xy_free(&m);
    {
        static const struct { const char *text, *label, *msg; int missing; } t[] = {
            { "a,t\n1,0\nx,1\n", NULL, "m.csv:3:1: column 'a': expected a number, got 'x'", 0 },
            { "a,t\n1,0\n,1\n", NULL, "m.csv:3:1: column 'a': expected a number, got ''", 0 },
            { "a,t\nn/a,0\n", NULL, "m.csv:2:1: column 'a': expected a number, got 'n/a'", 0 },
            { "a,t\ninf,0\n", NULL, "m.csv:2:1: column 'a': expected a finite number, got 'inf'", 0 },
            { "a,t\n1,NaN\n", NULL, "m.csv:2:3: column 't': expected a label, got 'NaN'", 1 },
            { "a,t\n1,0\n1\n", NULL, "m.csv:3:1: expected 2 fields, got 1", 0 },
            { "a,t\n1,0\n1\n", NULL, "m.csv:3:2: column 't': expected a label, got ''", 1 },
            { "a,t\n1,0\n1,2,3\n", NULL, "m.csv:3:5: expected 2 fields, got 3", 1 },
            { "a,t\n1,0\n", "u", "m.csv:1:1: no column is called 'u'", 0 },
            { "a,t\n", NULL, "m.csv:2:1: expected at least one row, got none", 0 },
            { "a,t\n1,1.5\n1,inf\n", NULL, "m.csv:3:3: column 't': expected a finite label, got 'inf'", 0 },
            { "a,t\n1,18446744073709551615\n", NULL, "m.csv:1:1: column 't': labels beyond 2^63", 0 }
        };
        size_t i;
        nn_file_opts o = NN_ZERO;
        o.name = "m.csv";
        for (i = 0; i < sizeof t / sizeof t[0]; i++) {
            d.label = t[i].label;
            d.allow_missing = t[i].missing;
            CHECK_REFUSED(t[i].msg, nn_csv_parse_xy(&m, t[i].text, strlen(t[i].text), &d, &o, &e), e, strstr(t[i].msg, "2^63") ? NN_E_UNSUPPORTED : NN_E_FORMAT, t[i].msg);
            CHECK(m.x.data == NULL && m.names == NULL);
        }
    }
}

/* Cells of every shape that the quick paths take or leave, beside strtod and strtof: as f64, as f32 and as a table, from memory and window by window. */
static void numbers(void)
{
    enum { ROWS = 700, COLS = 23 };
    static char text[ROWS * COLS * 48];
    static double want[ROWS][COLS];
    static float want32[ROWS][COLS];
    const char *path = "build/test_csv_numbers.csv";
    uint64_t r = 88172645463325252u;
    size_t n = 0, i, j, bad = 0;
    nn_table t = NN_ZERO;
    nn_error e = NN_ZERO;
    for (j = 0; j < COLS; j++) n += (size_t)snprintf(text + n, 16, j ? ",c%zu" : "c%zu", j);
    for (i = 0; i < ROWS; i++)
        for (j = 0; j < COLS; j++) {
            char *c, *start;
            size_t k, digits, lead;
            text[n++] = j ? ',' : '\n';
            r ^= r << 13; r ^= r >> 7; r ^= r << 17;
            c = start = text + n;
            if (r & 1) *c++ = '-';
            lead = (r >> 1) % 16 ? 1 : 1 + (r >> 5) % 12;
            digits = (r >> 9) % 8 ? 15 + (r >> 12) % 4 : (r >> 12) % 25;
            for (k = 0; k < lead; k++) *c++ = (char)('0' + ((r >> 40) + 7 * k * k) % 10);
            if (j == 5) digits = 0;
            if (digits) *c++ = '.';
            for (k = 0; k < digits; k++) *c++ = (char)('0' + ((r >> 20) % 5 ? (r >> (k + 10)) % 10 : k < 6 ? 0 : (r >> (k + 8)) % 10));
            if ((r >> 50) % 32 == 0) c += snprintf(c, 8, "e%d", (int)((r >> 55) % 60) - 30);
            *c = 0;
            want[i][j] = strtod(start, NULL);
            want32[i][j] = strtof(start, NULL);
            n += (size_t)(c - start);
        }
    text[n++] = '\n';
    CHECK_OK(nn_file_write(path, text, n, NULL, &e), e);
    for (i = 0; i < 4; i++) {
        nn_xy_desc d = NN_ZERO;
        nn_xy m = NN_ZERO;
        d.dtype = i & 1 ? NN_F32 : NN_F64;
        d.label = "c5";
        CHECK_OK(i & 2 ? nn_csv_read_xy(&m, path, &d, NULL, &e) : nn_csv_parse_xy(&m, text, n, &d, NULL, &e), e);
        if (m.x.ndim == 2 && m.x.shape[0] == ROWS && m.x.shape[1] == COLS - 1)
            for (j = 0; j < ROWS * (COLS - 1); j++) {
                size_t row = j / (COLS - 1), col = j % (COLS - 1);
                col += col >= 5;
                if (i & 1 ? memcmp(nn_f32(&m.x) + j, &want32[row][col], 4) != 0 : memcmp(nn_f64(&m.x) + j, &want[row][col], 8) != 0) bad++;
            }
        else bad++;
        nn_xy_free(&m);
    }
    CHECK_INT(bad, 0);
    CHECK_OK(nn_csv_read(&t, path, NULL, NULL, &e), e);
    CHECK_INT(t.rows, ROWS);
    for (j = 0; j < t.cols; j++)
        for (i = 0; i < t.rows && j != 5; i++) if (memcmp(nn_f64(&t.columns[j].values) + i, &want[i][j], 8) != 0) bad++;
    CHECK_INT(bad, 0);
    nn_table_free(&t);
    (void)nn_file_remove(path, NULL, NULL);
}
/* A window of the file ends between CR and LF, in the lines that are skipped and in blank ones: still one line end. */
static void line_ends_across_windows(void)
{
    const char *path = "build/test_csv_windows.csv";
    int pad, blank;
    for (blank = 0; blank < 2; blank++) for (pad = 0; pad < 6; pad++) {
        nn_buf text = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_csv *r = NULL;
        nn_csv_desc d = NN_ZERO;
        nn_table t = NN_ZERO;
        nn_file_opts o = NN_ZERO;
        size_t i;
        const size_t lines = blank ? 70000 : 30000;
        for (i = 0; i < (size_t)pad; i++) CHECK_OK(nn_buf_text(&text, "x", &e), e);
        CHECK_OK(nn_buf_text(&text, "\r\n", &e), e);
        for (i = 1; i < lines; i++) CHECK_OK(nn_buf_text(&text, blank ? "\r\n" : "1,23\r\n", &e), e);
        CHECK_OK(nn_buf_text(&text, "a\r\n1\r\n2,3\r\n", &e), e);
        o.no_sync = 1;
        CHECK_OK(nn_file_write(path, text.data, text.len, &o, &e), e);
        d.skip_lines = blank ? 1 : lines;
        CHECK_OK(nn_csv_open(&r, path, &d, NULL, &e), e);
        CHECK_INT(nn_csv_columns(r), 1);
        CHECK_INT(nn_csv_next(r, 3, &t, &e), NN_E_FORMAT);
        CHECK_MSG(e.line == lines + 3, "blank %d pad %d: line %zu of %zu: %s", blank, pad, e.line, lines + 3, e.msg);
        nn_table_free(&t);
        nn_csv_close(r);
        nn_buf_free(&text);
    }
    (void)nn_file_remove(path, NULL, NULL);
}
static void streaming(void)
{
    nn_buf text = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_csv *r = NULL;
    nn_table t = NN_ZERO, whole = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    const char *path = "build/test_csv_stream.csv";
    size_t i, rows = 0, batches = 0, n;
    const nn_csv_field *f;
    (void)nn_buf_text(&text, "id,name,v,flag\r\n", &e);
    for (i = 0; i < 5000; i++) {
        char b[128];
        (void)snprintf(b, sizeof b, "%zu,\"n%zu, \"\"q\"\"%s\",%s,%s\r\n", i, i, i % 7 ? "" : "\r\nsecond line", i % 5 ? "0.25" : "", i % 2 ? "True" : "False");
        (void)nn_buf_text(&text, b, &e);
    }
    o.no_sync = 1;
    CHECK_OK(nn_file_write(path, text.data, text.len, &o, &e), e);
    CHECK_OK(nn_csv_read(&whole, path, NULL, NULL, &e), e);
    CHECK_INT(whole.rows, 5000);
    CHECK_OK(nn_csv_open(&r, path, NULL, NULL, &e), e);
    CHECK_INT(nn_csv_columns(r), 4);
    CHECK_STR(nn_csv_name(r, 1), "name");
    while (nn_csv_next(r, 777, &t, &e) == NN_OK && t.rows) {
        for (i = 0; i < t.rows; i++) {
            size_t a, b;
            const char *p = nn_table_text(t.columns + 1, i, &a), *q = nn_table_text(whole.columns + 1, rows + i, &b);
            if (a != b || memcmp(p, q, a) != 0 || nn_i64(&t.columns[0].values)[i] != (int64_t)(rows + i)) { TEST_FAIL("row %zu differs", rows + i); break; }
        }
        rows += t.rows;
        batches++;
    }
    CHECK_INT(rows, 5000);
    CHECK_INT(batches, 7);
    nn_csv_close(r);
    CHECK_OK(nn_csv_open(&r, path, NULL, NULL, &e), e);
    rows = 0;
    while (nn_csv_row(r, &f, &n, &e) == NN_OK && n) { rows++; CHECK_INT(n, 4); }
    CHECK_INT(rows, 5000);
    nn_csv_close(r);
    nn_table_free(&t);
    nn_table_free(&whole);
    /* a type that no longer fits in a later batch */
    CHECK_OK(nn_file_write(path, "a\n1\n2\n3\nx\n", 11, &o, &e), e);
    CHECK_OK(nn_csv_open(&r, path, NULL, NULL, &e), e);
    CHECK_OK(nn_csv_next(r, 3, &t, &e), e);
    CHECK_INT(nn_csv_next(r, 3, &t, &e), NN_E_FORMAT);
    CHECK_STR(e.msg, "build/test_csv_stream.csv:5:1: column 'a': expected an integer, got 'x'");
    nn_table_free(&t);
    nn_csv_close(r);
    (void)nn_file_remove(path, NULL, NULL);
    nn_buf_free(&text);
}

/* The quick row against the long way (a comment character switches it off), from memory and through the windows of a file: tables, matrices and
 * refusals must be the same, whatever stands in the cells. */
static uint64_t dice = 20;
static unsigned roll(unsigned n) { dice = dice * 6364136223846793005u + 1442695040888963407u; return (unsigned)(dice >> 33) % n; }
static size_t put_cell(char *b, unsigned kind, unsigned odd)
{
    static const char *const rare[] = { "", "NA", "nan", "\"7\"", "\"a,b\"", "\"l1\nl2\"", " 3 ", "x\"y", "inf", "1e400", "-", "1.", ".5", "1e5", "0x1", "99999999999999999999", "1.5", "True", "00012", "1e-320",
                                         "0.000000000000000000000000012345678901234567890123", "12345678901234567890.5", "+4", "9223372036854775808", "18446744073709551615", "-9223372036854775808", "\"\"\"\"", "1,2", "a\rb" };
    if (odd && roll(odd) == 0) return (size_t)sprintf(b, "%s", rare[roll((unsigned)(sizeof rare / sizeof rare[0]))]);
    switch (kind) {
    case 0: return (size_t)sprintf(b, "%d", (int)roll(2000) - 1000);
    case 1: return nn_f64_print(b, ((double)roll(2000001) - 1e6) / 131071 * (roll(9) ? 1 : 1e-7));
    case 2: return (size_t)sprintf(b, "%s", roll(2) ? "True" : "False");
    case 3: return (size_t)sprintf(b, "word%u", roll(50));
    case 4: return roll(3) ? (size_t)sprintf(b, "%u.%u", roll(100), roll(100)) : 0;
    default: return nn_i64_print(b, (int64_t)(((uint64_t)roll(1u << 31) << 32 | roll(1u << 31)) >> roll(60)));
    }
}
static int same_tables(const nn_table *a, const nn_table *b)
{
    size_t i, r, n, m;
    if (a->rows != b->rows || a->cols != b->cols) return 0;
    for (i = 0; i < a->cols; i++) {
        const nn_column *c = a->columns + i, *d = b->columns + i;
        if (strcmp(c->name, d->name) != 0 || c->is_text != d->is_text || c->values.dtype != d->values.dtype || c->missing != d->missing) return 0;
        if (!c->is_text && memcmp(c->values.data, d->values.data, a->rows * c->values.itemsize) != 0) return 0;
        for (r = 0; c->is_text && r < a->rows; r++) {
            const char *p = nn_table_text(c, r, &n), *q = nn_table_text(d, r, &m);
            if (n != m || !p != !q || (n && memcmp(p, q, n) != 0)) return 0;
        }
        if (c->is_text && c->text.len != d->text.len) return 0;      /* nothing taken twice */
    }
    return 1;
}
static void both_ways(void)
{
    static const char *const ends[] = { "\n", "\r\n", "\r" };
    const char *path = "build/test_csv_ways.csv";
    int round;
    for (round = 0; round < 120; round++) {
        size_t rows = round % 10 == 0 ? 6000 : 40, cols = 1 + roll(9), i, j, n;
        const unsigned odd = round % 3 == 0 ? 0 : round % 3 == 1 ? 7 : 4000;
        const char *end = ends[round % 7 == 3 ? 2 : roll(2)];
        unsigned kind[9];
        char cell[512];
        nn_buf text = NN_ZERO;
        nn_csv_desc slow = NN_ZERO;
        nn_table t[3] = { NN_ZERO, NN_ZERO, NN_ZERO };
        nn_file_opts o = NN_ZERO;
        nn_error e[3];
        int s[3], f32;
        memset(e, 0, sizeof e);
        o.name = "t.csv";
        o.no_sync = 1;
        slow.comment = 1;
        for (j = 0; j < cols; j++) kind[j] = roll(6);
        for (i = 0; i <= rows; i++)
            for (j = 0; j < cols; j++) {
                n = i ? put_cell(cell, kind[j], odd) : (size_t)sprintf(cell, "c%zu", j);
                CHECK_OK(nn_buf_put(&text, cell, n, &e[0]), e[0]);
                CHECK_OK(nn_buf_text(&text, j + 1 < cols ? "," : i < rows || roll(2) ? end : "", &e[0]), e[0]);
            }
        CHECK_OK(nn_file_write(path, text.data, text.len, &o, &e[0]), e[0]);
        s[0] = (int)nn_csv_parse(&t[0], text.data, text.len, &slow, &o, &e[0]);
        s[1] = (int)nn_csv_parse(&t[1], text.data, text.len, NULL, &o, &e[1]);
        s[2] = (int)nn_csv_read(&t[2], path, NULL, &o, &e[2]);
        for (i = 1; i < 3; i++) {
            CHECK_MSG(s[i] == s[0] && strcmp(e[i].msg, e[0].msg) == 0, "round %d way %zu: '%s', not '%s'", round, i, e[i].msg, e[0].msg);
            CHECK_MSG(s[i] != NN_OK || s[0] != NN_OK || same_tables(&t[0], &t[i]), "round %d way %zu: the table differs", round, i);
        }
        for (i = 0; i < 3; i++) nn_table_free(&t[i]);
        for (f32 = 0; f32 < 2; f32++) {
            nn_xy m[3];
            nn_xy_desc d = NN_ZERO, ds;
            memset(m, 0, sizeof m);
            memset(e, 0, sizeof e);
            d.dtype = f32 ? NN_F32 : NN_F64;
            d.no_label = round & 1;
            d.allow_missing = d.allow_nonfinite = round & 2;
            if (round & 4) d.label = "c0";
            ds = d;
            ds.csv = slow;
            s[0] = (int)nn_csv_parse_xy(&m[0], text.data, text.len, &ds, &o, &e[0]);
            s[1] = (int)nn_csv_parse_xy(&m[1], text.data, text.len, &d, &o, &e[1]);
            s[2] = (int)nn_csv_read_xy(&m[2], path, &d, &o, &e[2]);
            for (i = 1; i < 3; i++) {
                CHECK_MSG(s[i] == s[0] && strcmp(e[i].msg, e[0].msg) == 0, "matrix %d way %zu: '%s', not '%s'", round, i, e[i].msg, e[0].msg);
                if (s[i] != NN_OK || s[0] != NN_OK) continue;
                CHECK(m[i].x.shape[0] == m[0].x.shape[0] && m[i].x.shape[1] == m[0].x.shape[1] && m[i].y.dtype == m[0].y.dtype && m[i].y.shape[0] == m[0].y.shape[0]);
                n = m[0].x.shape[0] * m[0].x.shape[1] * m[0].x.itemsize;
                CHECK_MSG(!n || memcmp(m[i].x.data, m[0].x.data, n) == 0, "matrix %d way %zu: x differs", round, i);
                n = m[0].y.data ? m[0].y.shape[0] * m[0].y.itemsize : 0;
                CHECK_MSG(!n || memcmp(m[i].y.data, m[0].y.data, n) == 0, "matrix %d way %zu: y differs", round, i);
            }
            for (i = 0; i < 3; i++) nn_xy_free(&m[i]);
        }
        nn_buf_free(&text);
    }
    (void)nn_file_remove(path, NULL, NULL);
}

/* float32 as NumPy 2.4.6 and pandas 3.1.1 write it, vectors from both */
static void float32_cells(void)
{
    static const struct { uint32_t bits; const char *text; } t[] = {
        { 0x4d9e2d24, "3.317198e+08" }, { 0x4c2a39c8, "4.462365e+07" }, { 0x3dcccccd, "0.1" }, { 0x497423ff, "999999.94" },
        { 0x49742400, "1e+06" }, { 0x49742410, "1.000001e+06" }, { 0x4996b43c, "1.2345675e+06" }, { 0x4b3c614e, "1.2345678e+07" },
        { 0x4b800000, "1.6777216e+07" }, { 0x4cbebc1f, "9.999999e+07" }, { 0x58635fa9, "1e+15" }, { 0x5a0e1bc9, "9.999999e+15" },
        { 0x5a0e1bca, "1e+16" }, { 0x7f7fffff, "3.4028235e+38" }, { 0x38d1b716, "9.999999e-05" }, { 0x38d1b717, "1e-04" },
        { 0x38d1b718, "0.000100000005" }, { 0x38d1b719, "0.00010000001" }, { 0x00000001, "1e-45" }, { 0x00000000, "0.0" },
        { 0x80000000, "-0.0" }, { 0x7f800000, "inf" }, { 0xff800000, "-inf" }, { 0xcd9e2d24, "-3.317198e+08" },
        { 0xb8d1b717, "-1e-04" }, { 0xc9742400, "-1e+06" }, { 0xc97423ff, "-999999.94" }, { 0x42c80000, "100.0" },
        { 0x7fc00000, "\"\"" } };
    size_t i;
    nn_error e = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_buf out = NN_ZERO;
        nn_writer *w = NULL;
        nn_csv_writer c;
        char want[64];
        float v, back = 0;
        memcpy(&v, &t[i].bits, 4);
        CHECK_OK(nn_writer_memory(&w, &out, NULL, &e), e);
        CHECK_OK(nn_csv_begin(&c, w, 1, 0, NULL, &e), e);
        nn_csv_put_f32(&c, v);
        CHECK_OK(nn_csv_end(&c, &e), e);
        CHECK_OK(nn_writer_commit(w, &e), e);
        (void)snprintf(want, sizeof want, "%s\n", t[i].text);
        CHECK_STR((const char *)out.data, want);
        if (v == v) CHECK(nn_f32_parse((const char *)out.data, out.len, &back) == out.len - 1 && memcmp(&back, &v, 4) == 0);
        nn_buf_free(&out);
    }
}
static void writing(void)
{
    nn_buf out = NN_ZERO;
    nn_writer *w = NULL;
    nn_csv_writer c;
    nn_error e = NN_ZERO;
    CHECK_OK(nn_writer_memory(&w, &out, NULL, &e), e);
    CHECK_OK(nn_csv_begin(&c, w, 3, 0, NULL, &e), e);
    nn_csv_put_str(&c, "a,b"); nn_csv_put_str(&c, "q\"q"); nn_csv_put_str(&c, "plain");
    nn_csv_put_f64(&c, 0.1);   nn_csv_put_f64(&c, nni_bits_f64(0x7ff8000000000000u)); nn_csv_put_f64(&c, -nni_bits_f64(0x7ff0000000000000u));
    nn_csv_put_i64(&c, -5);    nn_csv_put_u64(&c, UINT64_MAX); nn_csv_put_bool(&c, 1);
    nn_csv_put_f32(&c, 0.1f);  nn_csv_put_missing(&c); nn_csv_put_str(&c, "two\nlines");
    CHECK_OK(nn_csv_end(&c, &e), e);
    CHECK_OK(nn_writer_commit(w, &e), e);
    CHECK_STR((const char *)out.data, "\"a,b\",\"q\"\"q\",plain\n0.1,,-inf\n-5,18446744073709551615,True\n0.1,,\"two\nlines\"\n");
    nn_buf_free(&out);
    CHECK_OK(nn_writer_memory(&w, &out, NULL, &e), e);
    CHECK_OK(nn_csv_begin(&c, w, 2, 0, NULL, &e), e);
    nn_csv_put_i64(&c, 1);
    CHECK_INT(nn_csv_end(&c, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_csv_end: the last row has 1 of 2 cells");
    nn_writer_abort(w);
    nn_buf_free(&out);
    {   /* a first name that begins with U+FEFF is quoted: bare, the next reader would take it for the file's byte order mark */
        nn_table t = NN_ZERO;
        CHECK_OK(nn_writer_memory(&w, &out, NULL, &e), e);
        CHECK_OK(nn_csv_begin(&c, w, 1, 0, NULL, &e), e);
        nn_csv_put_str(&c, "\xEF\xBB\xBF"); nn_csv_put_i64(&c, 1);
        CHECK_OK(nn_csv_end(&c, &e), e);
        CHECK_OK(nn_writer_commit(w, &e), e);
        CHECK_STR((const char *)out.data, "\"\xEF\xBB\xBF\"\n1\n");
        CHECK_OK(parse(&t, (const char *)out.data, NULL, &e), e);
        CHECK_INT(t.rows, 1);
        CHECK_STR(t.columns[0].name, "\xEF\xBB\xBF");
        nn_table_free(&t);
        nn_buf_free(&out);
    }
    {   /* what is written reads back the same, byte for byte when written again */
        const char *text = "a,b,c,d\n1,0.5,True,\"x,y\"\n2,,False,\n3,1e-05,True,\"z\"\"\"\n";
        nn_table t = NN_ZERO;
        nn_buf back = NN_ZERO;
        nn_file_opts o = NN_ZERO;
        o.no_sync = 1;
        CHECK_OK(parse(&t, text, NULL, &e), e);
        CHECK_OK(nn_csv_write("build/test_csv_out.csv", &t, &o, &e), e);
        CHECK_OK(nn_file_read(&back, "build/test_csv_out.csv", NULL, &e), e);
        CHECK_STR((const char *)back.data, text);
        nn_buf_free(&back);
        nn_table_free(&t);
        (void)nn_file_remove("build/test_csv_out.csv", NULL, NULL);
    }
}

/* What pandas makes of integers beyond int64 among missing, negative and real cells depends on their order and on its parser's rounds; ours: text as
 * soon as one number of the column needs more than 64 bits of its own, or one above int64 stands beside a missing or a negative one, unless the column
 * began with a real number. pandas 3: the same for all but the last two, which it calls float64. */
static void beyond_int64(void)
{
    static const struct { const char *cells, *want; } t[] = { { "99999999999999999999\n,\n0.5\n", "a:text=99999999999999999999|-|0.5;" }, { "99999999999999999999\n0.5\n", "a:text=99999999999999999999|0.5;" },
        { "18446744073709551615\n,\n1\n", "a:text=18446744073709551615|-|1;" }, { "18446744073709551615\n1.5\n", "a:f64=1.8446744073709552e+19|1.5;" }, { "18446744073709551615\n-1\n", "a:text=18446744073709551615|-1;" },
        { "0.5\n,\n99999999999999999999\n", "a:f64=0.5|nan|1e+20;" }, { "18446744073709551615\n,\n0.5\n", "a:text=18446744073709551615|-|0.5;" }, { "18446744073709551615\n-1\n0.5\n", "a:text=18446744073709551615|-1|0.5;" } };
    size_t i;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_table tab = NN_ZERO;
        nn_error e = NN_ZERO;
        char text[128];
        (void)snprintf(text, sizeof text, "a,b\n%s", t[i].cells);
        CHECK_OK(parse(&tab, text, NULL, &e), e);
        CHECK_MSG(strncmp(flat(&tab), t[i].want, strlen(t[i].want)) == 0, "got '%s', expected '%s'", flat(&tab), t[i].want);
        nn_table_free(&tab);
    }
}
/* refusals of reading by path (the file is named), of categories and of the writers */
static nn_status read_as(const char *text, size_t n, int xy, nn_error *e)
{
    nn_file_opts o = NN_ZERO;
    nn_table t = NN_ZERO;
    nn_xy m = NN_ZERO;
    nn_status s;
    o.no_sync = 1;
    CHECK_OK(nn_file_write("build/test_csv_bad.csv", text, n, &o, e), *e);
    s = xy ? nn_csv_read_xy(&m, "build/test_csv_bad.csv", NULL, NULL, e) : nn_csv_read(&t, "build/test_csv_bad.csv", NULL, NULL, e);
    nn_xy_free(&m);
    nn_table_free(&t);
    (void)nn_file_remove("build/test_csv_bad.csv", NULL, NULL);
    return s;
}
static nn_status stream_of_one_record(nn_error *e)
{
    static char text[4096];
    nn_reader *in = NULL;
    nn_csv *r = NULL;
    const nn_csv_field *f;
    size_t n;
    nn_status s;
    memset(text, 'x', sizeof text);
    memcpy(text, "a\n", 2);
    if ((s = nn_reader_memory(&in, text, sizeof text, NULL, e)) != NN_OK || (s = nn_csv_open_from(&r, in, NULL, NULL, e)) != NN_OK) return s;
    r->t.max_record = 1000;
    s = nn_csv_row(r, &f, &n, e);
    nn_csv_close(r);
    return s;
}
static void more_refusals(void)
{
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_writer *w = NULL;
    nn_csv_writer c;
    nn_tensor x = NN_ZERO, y = NN_ZERO, k = NN_ZERO, codes = NN_ZERO, names = NN_ZERO;
    nn_table t = NN_ZERO;
    nn_xy m = NN_ZERO;
    nn_xy_desc d = NN_ZERO;
    size_t i, one[1] = { 1 };
    CHECK_REFUSED("named", read_as("a,b\n1,2,3\n", 10, 0, &e), e, NN_E_FORMAT, "build/test_csv_bad.csv:2:5: expected 2 fields, got 3");
    CHECK_REFUSED("named", read_as("a,b\n1,\xff\n", 8, 1, &e), e, NN_E_FORMAT, "build/test_csv_bad.csv: value '?' is not valid utf-8");
    CHECK_REFUSED("a long record", stream_of_one_record(&e), e, NN_E_LIMIT, "memory:2:1: a record is longer than 1000 bytes");
    for (i = 0; i < 65537; i++) { char v[32]; (void)snprintf(v, sizeof v, "%s%zu,0\n", i ? "v" : "a,b\nv", i); (void)nn_buf_text(&b, v, NULL); }
    CHECK_OK(nn_csv_parse(&t, b.data, b.len, NULL, NULL, &e), e);
    CHECK_REFUSED("categories", nn_table_codes(&codes, &names, t.columns, NULL, &e), e, NN_E_LIMIT, "column 'a': more than 65536 distinct values");
    nn_table_free(&t);
    d.dtype = NN_I64;
    CHECK_REFUSED("dtype of x", nn_csv_parse_xy(&m, "a,b\n1,2\n", 8, &d, NULL, &e), e, NN_E_ARG, "nn_csv_read_xy: x must be f32 or f64, got i64");
    b.len = 0;
    CHECK_OK(nn_writer_memory(&w, &b, NULL, &e), e);
    CHECK_REFUSED("no columns", nn_csv_begin(&c, w, 0, 0, NULL, &e), e, NN_E_ARG, "nn_csv_begin: a table needs at least one column");
    CHECK_OK(nn_csv_begin(&c, w, 1, 0, NULL, &e), e);
    nn_csv_put_elem(&c, &x, 0);
    CHECK_REFUSED("no dtype", nn_csv_end(&c, &e), e, NN_E_UNSUPPORTED, "nn_csv: none cannot be written as text");
    nn_writer_abort(w);
    CHECK_OK(nn_tensor_make2(&x, NN_F32, 1, 1, NULL, &e), e);
    CHECK_OK(nn_tensor_make1(&y, NN_I64, 2, NULL, &e), e);
    CHECK_OK(nn_tensor_make_text(&k, NN_UCS4, 1, 1, one, NULL, &e), e);
    CHECK_REFUSED("rows", nn_csv_write_xy("build/test_csv_bad.csv", &x, &y, NULL, NULL, NULL, NULL, &e), e, NN_E_ARG, "nn_csv_write_xy: x must be [n,d] and y [n], got 2 and 1 dimensions, 1 and 2 rows");
    CHECK_REFUSED("names without labels", nn_csv_write_xy("build/test_csv_bad.csv", &x, NULL, NULL, NULL, &k, NULL, &e), e, NN_E_ARG, "nn_csv_write_xy: class names go with labels of i64");
    y.shape[0] = 1;
    nn_i64(&y)[0] = 3;
    CHECK_REFUSED("label", nn_csv_write_xy("build/test_csv_bad.csv", &x, &y, NULL, NULL, &k, NULL, &e), e, NN_E_ARG, "nn_csv_write_xy: row 0: label 3 is none of the 1 classes");
    nn_tensor_free(&x); nn_tensor_free(&y); nn_tensor_free(&k);
    nn_buf_free(&b);
}

static void decimal_comma(void)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "de_DE.utf8") && !setlocale(LC_ALL, "fr_FR.UTF-8") && !setlocale(LC_ALL, "de_DE")) SKIP("no decimal-comma locale is installed");
    dialect();
    writing();
    setlocale(LC_ALL, "C");
}

/* Every allocation fails once, and from there on: a clean NN_E_NOMEM, nothing leaks, outputs untouched. */
static void out_of_memory(void)
{
    const char *text = "a,a,name,flag,late\n1,0.5,\"x\"\"y\",True,1\n2,,z,False,2\n3,1,w,True,three\n";
    int sticky, what;
    for (what = 0; what < 6; what++)
        for (sticky = 0; sticky < 2; sticky++) {
            long k, done = 0;
            for (k = 1; !done && k < 2000; k++) {
                test_heap h = { 0, 0, 0, 0, 0 };
                nn_file_opts o = NN_ZERO;
                nn_error e = NN_ZERO;
                nn_status s;
                h.fail_at = k;
                h.sticky = sticky;
                o.alloc = test_heap_hooks(&h);
                if (what == 0) {
                    nn_table t = NN_ZERO;
                    s = nn_csv_parse(&t, text, strlen(text), NULL, &o, &e);
                    CHECK(s == NN_OK || t.columns == NULL);
                    nn_table_free(&t);
                } else if (what == 1) {
                    nn_xy m = NN_ZERO;
                    nn_xy_desc d = NN_ZERO;
                    const char *xy = "x,y\n1,a\n2,b\n3,a\n";
                    s = nn_csv_parse_xy(&m, xy, strlen(xy), &d, &o, &e);
                    CHECK(s == NN_OK || m.x.data == NULL);
                    nn_xy_free(&m);
                } else if (what == 3) {                      /* a whole file, with its second pass */
                    nn_table t = NN_ZERO;
                    s = nn_file_write("build/test_csv_oom.csv", text, strlen(text), NULL, NULL);
                    s = nn_csv_read(&t, "build/test_csv_oom.csv", NULL, &o, &e);
                    CHECK(s == NN_OK || t.columns == NULL);
                    nn_table_free(&t);
                } else if (what > 3) {                       /* writers */
                    nn_table t = NN_ZERO;
                    nn_xy m = NN_ZERO;
                    const char *xy = "x,y\n1,a\n2,b\n3,a\n";
                    o.no_sync = 1;
                    s = nn_csv_parse(&t, text, strlen(text), NULL, NULL, &e);
                    s = nn_csv_parse_xy(&m, xy, strlen(xy), NULL, NULL, &e);
                    s = what == 4 ? nn_csv_write("build/test_csv_oom.csv", &t, &o, &e)
                                  : nn_csv_write_xy("build/test_csv_oom.csv", &m.x, &m.y, (const char *const *)m.names, m.label, &m.classes, &o, &e);
                    nn_table_free(&t);
                    nn_xy_free(&m);
                } else {
                    nn_table t = NN_ZERO;
                    nn_csv *r = NULL;
                    s = nn_file_write("build/test_csv_oom.csv", text, strlen(text), NULL, NULL);
                    s = nn_csv_open(&r, "build/test_csv_oom.csv", NULL, &o, &e);
                    if (s == NN_OK) s = nn_csv_next(r, 10, &t, &e);
                    nn_table_free(&t);
                    nn_csv_close(r);
                }
                CHECK_MSG(s == NN_OK || s == NN_E_NOMEM, "%d, call %ld: status %d %s", what, k, (int)s, e.msg);
                CHECK_INT(h.live, 0);
                done = s == NN_OK && h.calls < k;
            }
            CHECK(done);
        }
    (void)nn_file_remove("build/test_csv_oom.csv", NULL, NULL);
}

/* The files of others with their companions: csv-spectrum and sineemore, as arrays or objects of strings. */
static void companions(void)
{
    static const char *const pairs[] = { "csv-spectrum/csvs/comma_in_quotes csv-spectrum/json/comma_in_quotes", "csv-spectrum/csvs/empty csv-spectrum/json/empty",
        "csv-spectrum/csvs/empty_crlf csv-spectrum/json/empty_crlf", "csv-spectrum/csvs/escaped_quotes csv-spectrum/json/escaped_quotes", "csv-spectrum/csvs/json csv-spectrum/json/json",
        /* location_coordinates contradicts its own companion upstream (data/README.md) */
        "csv-spectrum/csvs/newlines csv-spectrum/json/newlines", "csv-spectrum/csvs/newlines_crlf csv-spectrum/json/newlines_crlf",
        "csv-spectrum/csvs/quotes_and_newlines csv-spectrum/json/quotes_and_newlines", "csv-spectrum/csvs/simple csv-spectrum/json/simple",
        "csv-spectrum/csvs/simple_crlf csv-spectrum/json/simple_crlf", "csv-spectrum/csvs/utf8 csv-spectrum/json/utf8",
        "sineemore/csv/all-empty sineemore/json/all-empty", "sineemore/csv/empty-field sineemore/json/empty-field", "sineemore/csv/empty-one-column sineemore/json/empty-one-column",
        "sineemore/csv/header-no-rows sineemore/json/header-no-rows", "sineemore/csv/header-simple sineemore/json/header-simple", "sineemore/csv/leading-space sineemore/json/leading-space",
        "sineemore/csv/one-column sineemore/json/one-column", "sineemore/csv/quotes-empty sineemore/json/quotes-empty", "sineemore/csv/quotes-with-comma sineemore/json/quotes-with-comma",
        "sineemore/csv/quotes-with-escaped-quote sineemore/json/quotes-with-escaped-quote", "sineemore/csv/quotes-with-newline sineemore/json/quotes-with-newline",
        "sineemore/csv/quotes-with-space sineemore/json/quotes-with-space", "sineemore/csv/simple-crlf sineemore/json/simple-crlf", "sineemore/csv/simple-lf sineemore/json/simple-lf",
        "sineemore/csv/trailing-newline-one-field sineemore/json/trailing-newline-one-field", "sineemore/csv/trailing-newline sineemore/json/trailing-newline",
        "sineemore/csv/trailing-space sineemore/json/trailing-space", "sineemore/csv/utf8 sineemore/json/utf8" };
    const char *dir = test_data();
    size_t i;
    if (!dir) SKIP("needs the data folder");
    for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char a[600], b[600];
        size_t n = strcspn(pairs[i], " "), k;
        nn_csv *r = NULL;
        nn_csv_desc d = NN_ZERO;
        nn_arena arena = NN_ZERO;
        nn_json *root = NULL, *row, *cell;
        nn_error e = NN_ZERO;
        const nn_csv_field *f;
        size_t nf;
        (void)snprintf(a, sizeof a, "%s/csv/%.*s.csv", dir, (int)n, pairs[i]);
        (void)snprintf(b, sizeof b, "%s/csv/%s.json", dir, pairs[i] + n + 1);
        CHECK_OK(nn_json_read(&root, &arena, b, NULL, NULL, &e), e);
        if (root && root->type == NN_JSON_OBJECT) root = nn_json_get(root, "records");
        d.keep_blank = 1;
        d.no_header = root && root->v.first && root->v.first->type == NN_JSON_ARRAY;
        CHECK_OK(nn_csv_open(&r, a, &d, NULL, &e), e);
        if (!root || !r) { nn_arena_free(&arena); nn_csv_close(r); continue; }
        for (row = root->v.first; row; row = row->next) {
            CHECK_OK(nn_csv_row(r, &f, &nf, &e), e);
            CHECK_MSG(nf == row->n, "%s: %zu fields, expected %zu", a, nf, row->n);
            for (cell = row->v.first, k = 0; cell && k < nf; cell = cell->next, k++) {
                const char *want = nn_json_str(cell, "");
                CHECK_MSG(strlen(want) == f[k].n && memcmp(want, f[k].s, f[k].n) == 0, "%s: field %zu is '%.*s', expected '%s'", a, k, (int)f[k].n, f[k].s, want);
            }
        }
        CHECK_OK(nn_csv_row(r, &f, &nf, &e), e);
        CHECK_MSG(nf == 0, "%s: more rows than expected", a);
        nn_csv_close(r);
        nn_arena_free(&arena);
    }
}

/* Real tables: rows, columns, types as pandas finds them. */
static void real_files(void)
{
    static const struct { const char *path; nn_csv_desc d; size_t rows, cols; const char *types; } t[] = {
        { "compas/compas-scores-two-years.csv", { 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, 7214, 53, NULL },
        { "ricci/ricci.csv", { 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, 118, 5, NULL },
        { "adult/adult.data", { 0, 0, 1, 0, 1, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, 32561, 15, "ititittttttiiitt" },
        { "adult/adult.test", { 0, 0, 1, 0, 1, 0, 0, 0, 0, NULL, 0, 1, 0, NULL, 0 }, 16281, 15, NULL },
        { "german/german.data", { 0, 1, 1, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, 1000, 21, NULL },
        { "extra/spambase/spam.data", { 0, 1, 1, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, 4601, 58, NULL },
        { "optdigits/optdigits.tra", { 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, 3823, 65, NULL },
        { "optdigits/optdigits.tes", { 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0 }, 1797, 65, NULL }
    };
    const char *dir = test_data();
    size_t i;
    if (!dir) SKIP("needs the data folder");
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        char p[600];
        nn_table tab = NN_ZERO;
        nn_error e = NN_ZERO;
        (void)snprintf(p, sizeof p, "%s/%s", dir, t[i].path);
        CHECK_OK(nn_csv_read(&tab, p, &t[i].d, NULL, &e), e);
        CHECK_MSG(tab.rows == t[i].rows && tab.cols == t[i].cols, "%s: %zu x %zu, expected %zu x %zu", t[i].path, tab.rows, tab.cols, t[i].rows, t[i].cols);
        if (tab.cols == 15 && t[i].types) { CHECK(!tab.columns[0].is_text && tab.columns[1].is_text && tab.columns[14].is_text); CHECK_INT(tab.columns[2].values.dtype, NN_I64); }
        if (tab.cols == 58) { CHECK_INT(tab.columns[57].values.dtype, NN_I64); CHECK_INT(tab.columns[0].values.dtype, NN_F64); }
        nn_table_free(&tab);
    }
}

int main(void)
{
    (void)nn_dir_make("build", NULL, NULL);               /* their files lie there; absent when built by hand */
    RUN(dialect);
    RUN(refusals);
    RUN(matrix);
    RUN(numbers);
    RUN(streaming); RUN(line_ends_across_windows);
    RUN(both_ways);
    RUN(float32_cells);
    RUN(writing);
    RUN(beyond_int64);
    RUN(more_refusals);
    RUN(decimal_comma);
    RUN(out_of_memory);
    RUN(companions);
    RUN(real_files);
    return test_report();
}
