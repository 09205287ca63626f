/* tests/interop/text_driver.c - what test_text.py drives. One command per line on standard input, one line of answer each:
 *   f64 TEXT | f32 TEXT           bytes used and the bits in hex
 *   p64 HEX | p32 HEX             the number of these bits, printed
 *   round HEX N                   nn_f64_fixed and nn_f64_print(nn_f64_round)
 *   json IN OUT | yaml IN OUT     parsed and written as json.dumps would;  yamlout IN.json OUT.yaml
 *   csv IN OUT | stream IN OUT    the table as JSON, whole or in batches of 7 rows;  copy IN OUT  read and written again
 *   xy IN OUT                     [x, y, classes] as JSON, x in double
 *   floats TEXT BITS              one repr per line, and the same doubles in binary: parsed and printed, both must agree
 * "ok", or the status and the message. */
#define NN_IMPLEMENTATION
#include "../../nn_fmt.h"
#include <stdio.h>

static void table_json(nn_json_writer *w, const nn_table *t)
{
    size_t i, j, n;
    nn_json_begin_array(w);
    for (i = 0; i < t->cols; i++) {
        const nn_column *c = t->columns + i;
        nn_json_begin_object(w);
        nn_json_key(w, "name");
        nn_json_string(w, c->name);
        nn_json_key(w, "type");
        nn_json_string(w, c->is_text ? "text" : nn_dtype_name(c->values.dtype));
        nn_json_key(w, "missing");
        nn_json_u64(w, c->missing);
        nn_json_key(w, "values");
        nn_json_begin_array(w);
        for (j = 0; j < t->rows; j++) {
            if (c->is_text) {
                const char *p = nn_table_text(c, j, &n);
                if (p) nn_json_stringn(w, p, n); else nn_json_null(w);
            } else nn_json_elem(w, &c->values, j);
        }
        nn_json_end(w);
        nn_json_end(w);
    }
    nn_json_end(w);
}
static nn_status floats(const char *text, const char *bits, nn_error *e)
{
    nn_buf a = NN_ZERO, b = NN_ZERO;
    nn_status s = nn_file_read(&a, text, NULL, e);
    size_t i, n;
    if (s == NN_OK) s = nn_file_read(&b, bits, NULL, e);
    if (s == NN_OK) {
        const char *p = (const char *)a.data, *end = p + a.len;
        for (i = 0; i < b.len / 8 && s == NN_OK; i++, p += n + 1) {
            char c[NN_NUM_BYTES];
            uint64_t want;
            double v = 0, w = 0;
            memcpy(&want, b.data + 8 * i, 8);
            for (n = 0; p + n < end && p[n] != '\n'; n++) { }
            if (nn_f64_parse(p, n, &v) != n || nni_f64_bits(v) != want || nn_f64_parse(p, (size_t)(end - p), &w) != n || nni_f64_bits(w) != want)
                s = nn_error_set(e, NN_E_FORMAT, "'%.*s' read as %016llx, not %016llx", (int)n, p, (unsigned long long)nni_f64_bits(v), (unsigned long long)want);
            else if (nn_f64_print(c, v) != n || memcmp(c, p, n) != 0) s = nn_error_set(e, NN_E_FORMAT, "'%.*s' printed as '%s'", (int)n, p, c);
        }
        if (s == NN_OK && p != end) s = nn_error_set(e, NN_E_FORMAT, "%zu bytes left over", (size_t)(end - p));
    }
    nn_buf_free(&a);
    nn_buf_free(&b);
    return s;
}
static nn_status run(const char *cmd, const char *in, const char *out, nn_error *e)
{
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    nn_buf b = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    nn_status s = NN_E_ARG;
    if (!strcmp(cmd, "floats")) return floats(in, out, e);
    w.buf = &b;
    w.spaced = w.ascii = 1;
    w.nan = NN_JSON_NAN_PYTHON;
    if (!strcmp(cmd, "json") || !strcmp(cmd, "yaml") || !strcmp(cmd, "yamlout")) {
        s = cmd[0] == 'y' && !cmd[4] ? nn_yaml_read(&root, &a, in, NULL, NULL, e) : nn_json_read(&root, &a, in, NULL, NULL, e);
        if (s == NN_OK) {
            if (cmd[0] == 'y' && cmd[4]) s = nn_yaml_write(&b, root, e);
            else { nn_json_value(&w, root); s = nn_json_finish(&w, e); }
        }
    } else if (!strcmp(cmd, "csv") || !strcmp(cmd, "copy")) {
        nn_table t = NN_ZERO;
        s = nn_csv_read(&t, in, NULL, NULL, e);
        if (s == NN_OK && cmd[1] == 'o') { s = nn_csv_write(out, &t, NULL, e); nn_table_free(&t); return s; }
        if (s == NN_OK) { table_json(&w, &t); s = nn_json_finish(&w, e); }
        nn_table_free(&t);
    } else if (!strcmp(cmd, "stream")) {             /* the batches, one array each */
        nn_csv *r = NULL;
        nn_table t = NN_ZERO;
        s = nn_csv_open(&r, in, NULL, NULL, e);
        nn_json_begin_array(&w);
        while (s == NN_OK && (s = nn_csv_next(r, 7, &t, e)) == NN_OK && t.rows) table_json(&w, &t);
        nn_json_end(&w);
        if (s == NN_OK) s = nn_json_finish(&w, e);
        nn_table_free(&t);
        nn_csv_close(r);
    } else if (!strcmp(cmd, "xy")) {
        nn_xy m = NN_ZERO;
        nn_xy_desc d = NN_ZERO;
        d.dtype = NN_F64;
        s = nn_csv_read_xy(&m, in, &d, NULL, e);
        if (s == NN_OK) {
            nn_json_begin_array(&w);
            nn_json_tensor(&w, &m.x);
            nn_json_tensor(&w, &m.y);
            if (m.classes.dtype) nn_json_tensor(&w, &m.classes); else nn_json_null(&w);
            nn_json_end(&w);
            s = nn_json_finish(&w, e);
        }
        nn_xy_free(&m);
    }
    if (s == NN_OK) s = nn_file_write(out, b.data, b.len, NULL, e);
    nn_buf_free(&b);
    nn_arena_free(&a);
    return s;
}
int main(void)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        char *cmd = line, *arg, b[1200], c[NN_NUM_BYTES];
        size_t n = strcspn(line, "\n");
        line[n] = 0;
        arg = line + strcspn(line, " ");
        if (*arg) *arg++ = 0;
        n = strlen(arg);
        if (!strcmp(cmd, "f64")) { double v = 0; size_t u = nn_f64_parse(arg, n, &v); printf("%zu %016llx\n", u, (unsigned long long)nni_f64_bits(v)); }
        else if (!strcmp(cmd, "f32")) { float v = 0; size_t u = nn_f32_parse(arg, n, &v); printf("%zu %08x\n", u, (unsigned)nni_f32_bits(v)); }
        else if (!strcmp(cmd, "p64")) { nn_f64_print(c, nni_bits_f64(strtoull(arg, NULL, 16))); puts(c); }
        else if (!strcmp(cmd, "p32")) { nn_f32_print(c, nni_bits_f32((uint32_t)strtoul(arg, NULL, 16))); puts(c); }
        else if (!strcmp(cmd, "round")) {
            char *end;
            double v = nni_bits_f64(strtoull(arg, &end, 16));
            int d = atoi(end);
            (void)nn_f64_fixed(b, sizeof b, v, d);
            nn_f64_print(c, nn_f64_round(v, d));
            printf("%s %s\n", b, c);
        } else {
            nn_error e = NN_ZERO;
            char *out = strchr(arg, ' ');
            nn_status s;
            if (out) *out++ = 0;
            s = run(cmd, arg, out ? out : "", &e);
            if (s == NN_OK) puts("ok"); else printf("%s %s\n", nn_status_name(s), e.msg);
            fflush(stdout);
        }
    }
    return 0;
}
