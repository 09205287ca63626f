/* examples/nnfmt.c - looks inside any file the suite reads, checks, converts and compares them
 *
 *     cc -std=c99 -O2 examples/nnfmt.c -o nnfmt -lm
 *     ./nnfmt show model.pth          names, types, shapes, ranges
 *     ./nnfmt check data.csv run.json exit 0 when all parse wholly and strictly
 *
 * Exit: 0 done (diff: equal), 1 failed or refused (diff: different), 2 wrong usage. Formats are told by content; for plain text the
 * name's ending decides between CSV, JSON, JSON lines and YAML. Next example to read: artificial_data.c. */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "nn_app.h"

typedef enum kind { K_NONE, K_CSV, K_JSON, K_JSONL, K_YAML, K_NPY, K_NPZ, K_PTH, K_SAFETENSORS, K_EVENTS, K_PNG, K_IDX, K_GZ, K_COUNT } kind;
static const char *const kind_names[K_COUNT] = { "unknown", "csv", "json", "jsonl", "yaml", "npy", "npz", "pth", "safetensors", "tfevents", "png", "idx", "gz" };

typedef struct options {
    int as, header, pretty;
    const char *name, *delim;
    int dtype;
    size_t rows;
    double rtol, atol;
} options;
static options opt;
static nn_app app;
enum { SHOW, JSON, CHECK, CONVERT, DIFF };
static const nn_app_command commands[] = {
    { "show", "FILE [NAME]", 1, 2, "names, types, shapes, min / mean / max, NaN count; types, ranges and first rows of a CSV; NAME: this entry only", NULL },
    { "json", "FILE [NAME]", 1, 2, "everything as JSON; non-finite numbers as \"NaN\", \"Infinity\", \"-Infinity\"", NULL },
    { "check", "FILE...", 1, 1u << 20, "exit 0 when every file parses wholly and strictly, else 1 with one line per refusal", NULL },
    { "convert", "IN OUT", 2, 2, "between npy, npz, safetensors, pth, csv, jsonl; OUT's ending decides", NULL },
    { "diff", "A B", 2, 2, "arrays and state dicts; exit 0 equal, 1 different", NULL },
};
static const nn_option table[] = {
    { .key = "as", .type = NN_APP_ENUM, .field = offsetof(options, as), .def = "auto", .choices = "auto|csv|json|jsonl|yaml|npy|npz|pth|safetensors|tfevents|png|idx|gz", .value = "FORMAT",
      .group = "reading", .help = "the format, instead of detection by content" },
    { .key = "delim", .type = NN_APP_TEXT, .field = offsetof(options, delim), .value = "C", .group = "reading",
      .help = "CSV delimiter, by default a comma, a tab for .tsv; \\t is a tab, 'blanks' runs of spaces and tabs" },
    { .key = "header", .type = NN_APP_BOOL, .field = offsetof(options, header), .group = "reading",
      .help = "json of a CSV: an array of objects, not of arrays of strings; --no-header: the first record is data (show, check, convert, diff)" },
    { .key = "rows", .type = NN_APP_SIZE, .field = offsetof(options, rows), .def = "5", .group = "showing", .help = "rows of a CSV to print", .commands = 1u << SHOW },
    { .key = "pretty", .type = NN_APP_BOOL, .field = offsetof(options, pretty), .group = "showing", .help = "indented JSON", .commands = 1u << JSON },
    { .key = "name", .type = NN_APP_TEXT, .field = offsetof(options, name), .value = "N", .group = "converting", .help = "this array only", .commands = 1u << CONVERT },
    { .key = "dtype", .type = NN_APP_ENUM, .field = offsetof(options, dtype), .def = "keep", .choices = "keep|f32|f64|f16|bf16|i8|i16|i32|i64|u8|u16|u32|u64|bool", .value = "D",
      .group = "converting", .help = "type of the numbers written", .commands = 1u << CONVERT },
    { .key = "rtol", .type = NN_APP_NUM, .field = offsetof(options, rtol), .def = "0", .max = 1e300, .value = "R", .group = "comparing",
      .help = "|a - b| <= atol + rtol |b| is equal", .commands = 1u << DIFF },
    { .key = "atol", .type = NN_APP_NUM, .field = offsetof(options, atol), .def = "0", .max = 1e300, .value = "A", .group = "comparing", .help = "see --rtol", .commands = 1u << DIFF },
};
static const nn_app_program program = {
    .name = "nnfmt", .about = "Looks inside any file the suite reads, checks, converts and compares them. Formats are told by content; for plain text the name's ending decides between CSV, "
                              "JSON, JSON lines and YAML. FILE may be - for standard input where the format can stream; gzip is seen through.",
    .notes = "examples\n"
             "  nnfmt show model.pth\n"
             "  nnfmt check data.csv run.json\n"
             "  nnfmt json --pretty checkpoint.safetensors layer0.weight\n"
             "  nnfmt convert data.csv data.npy --dtype f32\n"
             "  nnfmt diff --rtol 1e-6 before.npz after.npz",
    .commands = commands, .n_commands = sizeof commands / sizeof commands[0], .options = table, .n_options = sizeof table / sizeof table[0], .tool = 1
};
/* standard input, once its format was looked at: the reader goes on with it */
static nn_reader *piped;

static int failed(const nn_error *e)
{
    fprintf(stderr, "nnfmt: %s\n", e->msg);
    return 1;
}
static int ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}
/* ".csv" of "x.csv.gz", too */
static int has_ending(const char *path, const char *end)
{
    char b[32];
    (void)snprintf(b, sizeof b, "%s.gz", end);
    return ends_with(path, end) || ends_with(path, b);
}

/* ---- which format */
static kind detect_text(const char *path, const unsigned char *p, size_t n)
{
    const unsigned char *nl;
    size_t i = 0;
    if (has_ending(path, ".jsonl") || has_ending(path, ".ndjson")) return K_JSONL;
    if (has_ending(path, ".json")) return K_JSON;
    if (has_ending(path, ".yaml") || has_ending(path, ".yml")) return K_YAML;
    if (has_ending(path, ".csv") || has_ending(path, ".tsv") || has_ending(path, ".data")) return K_CSV;
    while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\n' || p[i] == '\r')) i++;
    if (i < n && (p[i] == '{' || p[i] == '[')) {     /* lines: the first one is a whole value and another follows */
        nn_arena a = NN_ZERO;
        nn_json *v;
        nl = (const unsigned char *)memchr(p + i, '\n', n - i);
        if (nl) {
            nn_status s = nn_json_parse(&v, &a, (const char *)p + i, (size_t)(nl - p) - i, NULL, NULL, NULL);
            nn_arena_free(&a);
            for (i = (size_t)(nl - p); i < n && (p[i] == '\n' || p[i] == '\r' || p[i] == ' '); i++) { }
            if (s == NN_OK && i < n) return K_JSONL;
        }
        return K_JSON;
    }
    if (n >= 4 && memcmp(p, "---", 3) == 0 && (p[3] == '\n' || p[3] == '\r')) return K_YAML;
    return K_CSV;
}
static nn_status source(nn_reader **r, const char *path, nn_error *e)
{
    if (strcmp(path, "-") != 0 || !piped) return nn_reader_open(r, path, NULL, e);
    *r = piped;
    piped = NULL;
    return NN_OK;
}
static nn_status open_csv(nn_csv **r, const char *path, const nn_csv_desc *d, nn_error *e)
{
    nn_reader *in = NULL;
    nn_status s = source(&in, path, e);
    return s == NN_OK ? nni_csv_over(r, in, d, NULL, e) : s;
}
static nn_status open_jsonl(nn_jsonl **r, const char *path, nn_error *e)
{
    nn_reader *in = NULL;
    nn_status s = source(&in, path, e);
    return s == NN_OK ? nni_jsonl_over(r, in, NULL, NULL, e) : s;
}
static nn_status slurp(nn_buf *b, const char *path, nn_error *e)
{
    nn_reader *in = NULL;
    nn_status s = source(&in, path, e);
    if (s == NN_OK) s = nni_reader_rest(in, b, NN_MAX_FILE_READ, e);
    nn_reader_close(in);
    return s;
}
/* a whole text: JSON or YAML */
static nn_status read_tree(nn_json **root, nn_arena *a, const char *path, kind k, nn_yaml_warning **w, nn_error *e)
{
    nn_buf b = NN_ZERO;
    nn_status s = slurp(&b, path, e);
    if (s == NN_OK) s = k == K_JSON ? nn_json_parse(root, a, (const char *)b.data, b.len, path, NULL, e) : nn_yaml_parse(root, a, (const char *)b.data, b.len, path, w, e);
    nn_buf_free(&b);
    return s;
}
static nn_status read_events(const char *path, nn_status (*each)(void *ctx, const nn_event *ev), void *ctx, nn_error *e)
{
    nn_reader *in = NULL;
    nn_status s;
    if (strcmp(path, "-") != 0) return nn_events_read(path, each, ctx, NULL, e);
    if ((s = source(&in, path, e)) == NN_OK) s = nn_events_read_from(in, each, ctx, NULL, e);
    nn_reader_close(in);
    return s;
}
/* one array from a file or, with nothing behind it, from a pipe */
static nn_status read_array(nn_tensor *t, const char *path, kind k, nn_error *e)
{
    nn_reader *in = NULL;
    const unsigned char *p;
    size_t more = 0;
    nn_status s;
    if (strcmp(path, "-") != 0) return k == K_NPY ? nn_npy_read(t, path, NULL, e) : nn_idx_read(t, path, NULL, e);
    if ((s = source(&in, path, e)) == NN_OK) s = k == K_NPY ? nn_npy_read_from(t, in, NULL, e) : nn_idx_read_from(t, in, NULL, e);
    if (s == NN_OK) s = nn_reader_peek(in, 1, &p, &more, e);
    if (s == NN_OK && more) { nn_tensor_free(t); s = nni_fail(e, NN_E_FORMAT, "-: expected the end behind the array, got more bytes"); }
    nn_reader_close(in);
    return s;
}
static nn_status detect(const char *path, kind *k, nn_error *e)
{
    nn_reader *r = NULL;
    const unsigned char *p;
    size_t n = 0, i;
    uint64_t len = 0;
    nn_status s;
    *k = K_NONE;
    if (opt.as) { *k = (kind)opt.as; return NN_OK; }
    if ((s = nn_reader_open(&r, path, NULL, e)) != NN_OK) return s;
    s = nn_reader_peek(r, 65536, &p, &n, e);
    if (s == NN_OK) {
        for (i = 0; i < 8 && i < n; i++) len |= (uint64_t)p[i] << (8 * i);
        if (n >= 6 && memcmp(p, "\x93NUMPY", 6) == 0) *k = K_NPY;
        else if (n >= 4 && (memcmp(p, "PK\3\4", 4) == 0 || memcmp(p, "PK\5\6", 4) == 0)) *k = K_NPZ;
        else if (n >= 4 && memcmp(p, "\x89PNG", 4) == 0) *k = K_PNG;
        else if (n >= 12 && p[0] == 0x80 && memcmp(p + 2, "\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8", 10) == 0) *k = K_PTH;
        else if (n >= 4 && p[0] == 0 && p[1] == 0 && p[2] >= 8 && p[2] <= 14 && p[3] >= 1 && p[3] <= 8) *k = K_IDX;
        else if (n >= 9 && len <= NN_MAX_SAFETENSORS_HEADER && p[8] == '{' && len >= 2) *k = K_SAFETENSORS;
        else if (n >= 12 && len < 1u << 30) {
            uint32_t c = nn_crc32c(0, p, 8), m = ((c >> 15) | (c << 17)) + 0xa282ead8u;
            if (p[8] == (m & 255) && p[9] == (m >> 8 & 255) && p[10] == (m >> 16 & 255) && p[11] == m >> 24) *k = K_EVENTS;
        }
        if (*k == K_NONE) *k = detect_text(path, p, n);
    }
    if (s == NN_OK && strcmp(path, "-") == 0) {
        if (*k == K_NPZ || *k == K_PTH || *k == K_SAFETENSORS || *k == K_PNG) { s = nni_fail(e, NN_E_UNSUPPORTED, "-: %s cannot be read from a pipe: save it to a file first", kind_names[*k]); nn_reader_close(r); }
        else piped = r;
        return s;
    }
    nn_reader_close(r);
    if (s == NN_OK && *k == K_NPZ) {                 /* a zip: of arrays, or a checkpoint? */
        nn_zip *z = NULL;
        if ((s = nn_zip_open(&z, path, NULL, e)) != NN_OK) return s;
        for (i = 0; i < nn_zip_count(z); i++)
            if (ends_with(nn_zip_at(z, i)->name, "/data.pkl") || strcmp(nn_zip_at(z, i)->name, "data.pkl") == 0) *k = K_PTH;
        nn_zip_close(z);
    }
    return s;
}
static nn_csv_desc csv_desc(const char *path)
{
    nn_csv_desc d = NN_ZERO;
    d.no_header = nn_app_given(&app, "header") && !opt.header;
    if (opt.delim && strcmp(opt.delim, "blanks") == 0) d.blanks = 1;
    else if (opt.delim) d.delim = strcmp(opt.delim, "\\t") == 0 ? '\t' : *opt.delim;
    else if (has_ending(path, ".tsv")) d.delim = '\t';
    return d;
}

/* ---- arrays of a file */
static nn_status table_to_dict(nn_dict *d, nn_table *t, nn_error *e)
{
    nn_status s = NN_OK;
    size_t i;
    for (i = 0; i < t->cols && s == NN_OK; i++) {
        nn_column *c = t->columns + i;
        if (c->is_text) {                            /* names of the codes, spread out again */
            nn_tensor codes = NN_ZERO, names = NN_ZERO, text = NN_ZERO;
            size_t r;
            s = nn_table_codes(&codes, &names, c, NULL, e);
            if (s == NN_OK) s = nn_tensor_make_text(&text, NN_UCS4, names.itemsize / 4, 1, &t->rows, NULL, e);
            for (r = 0; s == NN_OK && r < t->rows; r++)
                if (nn_i64(&codes)[r] >= 0) memcpy((char *)text.data + r * text.itemsize, (char *)names.data + (size_t)nn_i64(&codes)[r] * names.itemsize, names.itemsize);
            if (s == NN_OK) s = nn_dict_put(d, c->name, &text, e);
            nn_tensor_free(&codes);
            nn_tensor_free(&names);
            nn_tensor_free(&text);
        } else s = nn_dict_put(d, c->name, &c->values, e);
    }
    return s;
}
/* the member of that name; `guess`: the one where it should be */
static const nn_json *member(const nn_json *row, const nn_json *guess, const char *name)
{
    return guess && guess->key && strcmp(guess->key, name) == 0 ? guess : nn_json_get(row, name);
}
/* JSON lines as CSV: equal objects of numbers and text, or lists of equal length (*list; columns "0", "1", ...). */
static nn_status jsonl_to_csv(nn_writer *out, const char *path, int *list, nn_error *e)
{
    nn_jsonl *r = NULL;
    nn_json *v;
    const nn_json *c, *g;
    nn_buf names = NN_ZERO;
    nn_csv_writer w = NN_ZERO;
    size_t width = 0, line, i;
    char b[NN_NUM_BYTES];
    nn_status s = open_jsonl(&r, path, e);
    while (s == NN_OK && (s = nn_jsonl_next(r, &v, e)) == NN_OK && v) {
        const char *name;
        line = nn_jsonl_line(r);
        if (!width) {
            *list = v->type == NN_JSON_ARRAY;
            width = v->n;
            if ((v->type != NN_JSON_ARRAY && v->type != NN_JSON_OBJECT) || !width) { s = nni_fail(e, NN_E_UNSUPPORTED, "%s:%zu: expected an object or a list per line", path, line); break; }
            if ((s = nn_csv_begin(&w, out, width, 0, NULL, e)) != NN_OK) break;
            for (c = v->v.first, i = 0; c && s == NN_OK; c = c->next, i++) {
                if (*list) { nn_csv_put_text(&w, b, nn_u64_print(b, i)); continue; }
                nn_csv_put_str(&w, c->key);
                s = nn_buf_put(&names, c->key, strlen(c->key) + 1, e);
            }
            if (s != NN_OK) break;
        }
        if (v->n != width || (v->type == NN_JSON_ARRAY) != *list) { s = nni_fail(e, NN_E_FORMAT, "%s:%zu: expected %zu values as in the first line, got %zu", path, line, width, v->n); break; }
        name = (const char *)names.data;
        for (g = v->v.first, i = 0; s == NN_OK && i < width; i++, g = g->next) {
            c = *list ? g : member(v, g, name);
            if (!c) { s = nni_fail(e, NN_E_FORMAT, "%s:%zu: expected a '%s' as in the first line, got '%s'", path, line, name, g->key); break; }
            if (!*list) name += strlen(name) + 1;
            switch (c->type) {
            case NN_JSON_NULL: nn_csv_put_missing(&w); break;
            case NN_JSON_BOOL: nn_csv_put_bool(&w, c->v.i != 0); break;
            case NN_JSON_INT: nn_csv_put_i64(&w, c->v.i); break;
            case NN_JSON_UINT: nn_csv_put_u64(&w, c->v.u); break;
            case NN_JSON_REAL: nn_csv_put_f64(&w, c->v.d); break;
            case NN_JSON_STRING: nn_csv_put_text(&w, c->v.s, c->n); break;
            default: s = nni_fail(e, NN_E_UNSUPPORTED, "%s:%zu: nested values do not make columns", path, line); break;
            }
        }
    }
    if (s == NN_OK && !width) s = nni_fail(e, NN_E_FORMAT, "%s: expected at least one line", path);
    if (w.w) { nn_status q = nn_csv_end(&w, s == NN_OK ? e : NULL); if (s == NN_OK) s = q; }
    nn_jsonl_close(r);
    nn_buf_free(&names);
    return s;
}
/* -> columns, or one matrix "rows"; through the CSV reader, which infers the types */
static nn_status jsonl_to_dict(nn_dict *d, const char *path, nn_error *e)
{
    nn_buf text = NN_ZERO;
    nn_writer *mem = NULL;
    nn_table t = NN_ZERO;
    int list = 0;
    nn_status s = nn_writer_memory(&mem, &text, NULL, e);
    if (s == NN_OK) s = jsonl_to_csv(mem, path, &list, e);
    if (s == NN_OK) { s = nn_writer_commit(mem, e); mem = NULL; }
    nn_writer_abort(mem);
    if (s == NN_OK && list) {
        nn_xy m = NN_ZERO;
        nn_xy_desc x = NN_ZERO;
        x.no_label = 1; x.dtype = NN_F64; x.allow_missing = 1;
        s = nn_csv_parse_xy(&m, text.data, text.len, &x, NULL, e);
        if (s == NN_OK) s = nn_dict_put(d, "rows", &m.x, e);
        nn_xy_free(&m);
    } else if (s == NN_OK) {
        s = nn_csv_parse(&t, text.data, text.len, NULL, NULL, e);
        if (s == NN_OK) s = table_to_dict(d, &t, e);
        nn_table_free(&t);
    }
    nn_buf_free(&text);
    return s;
}
/* one array of an archive, or all */
static nn_status load_npz(nn_dict *d, const char *path, const char *name, nn_error *e)
{
    nn_npz *z = NULL;
    nn_tensor t = NN_ZERO;
    nn_status s;
    size_t i;
    if (!name) return nn_npz_read(d, path, NULL, e);
    if ((s = nn_npz_open(&z, path, NULL, e)) != NN_OK) return s;
    i = nn_npz_find(z, name);
    s = i == SIZE_MAX ? nni_fail(e, NN_E_ARG, "%s: no entry is called '%s'", path, name) : nn_npz_get(z, i, &t, e);
    if (s == NN_OK) s = nn_dict_put(d, name, &t, e);
    nn_tensor_free(&t);
    nn_npz_close(z);
    return s;
}
static nn_status load(nn_dict *d, nn_dict *meta, const char *path, const char *name, kind k, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_table tab = NN_ZERO;
    nn_csv_desc cd;
    nn_buf b = NN_ZERO;
    nn_status s;
    switch (k) {
    case K_NPZ: return load_npz(d, path, name, e);
    case K_PTH: return nn_pth_read(d, path, NULL, e);
    case K_SAFETENSORS: return nn_safetensors_read(d, meta, path, NULL, e);
    case K_NPY: case K_IDX: s = read_array(&t, path, k, e); break;
    case K_PNG: s = nn_png_read(&t, path, NULL, e); break;
    case K_CSV:
        cd = csv_desc(path);
        if (strcmp(path, "-") != 0) s = nn_csv_read(&tab, path, &cd, NULL, e);
        else if ((s = slurp(&b, path, e)) == NN_OK) s = nn_csv_parse(&tab, b.data, b.len, &cd, NULL, e);
        nn_buf_free(&b);
        if (s == NN_OK) s = table_to_dict(d, &tab, e);
        nn_table_free(&tab);
        return s;
    case K_JSONL: return jsonl_to_dict(d, path, e);
    default: return nni_fail(e, NN_E_UNSUPPORTED, "%s: a %s file holds no arrays", path, kind_names[k]);
    }
    if (s == NN_OK) s = nn_dict_put(d, "array", &t, e);
    nn_tensor_free(&t);
    return s;
}

/* ---- show */
typedef struct stats { size_t n, nan, inf; double min, max, sum; } stats;
static void stats_add(stats *q, const nn_tensor *t)
{
    size_t i, n = nn_tensor_count(t);
    for (i = 0; i < n; i++) {
        double v = nn_tensor_get_f64(t, i);
        if (v != v) { q->nan++; continue; }
        if (v - v != 0) q->inf++;
        if (!q->n || v < q->min) q->min = v;
        if (!q->n || v > q->max) q->max = v;
        q->sum += v;
        q->n++;
    }
}
static int is_numeric(nn_dtype t) { return t != NN_DTYPE_NONE && t != NN_UCS4 && t != NN_BYTES && t != NN_C64 && t != NN_C128; }
static void show_line(const char *name, nn_dtype dtype, size_t itemsize, size_t ndim, const size_t *shape, const stats *q, const char *text)
{
    char b[NN_NUM_BYTES], sh[160];
    size_t i, n = 0;
    n = (size_t)snprintf(sh, sizeof sh, "[");
    for (i = 0; i < ndim && n < sizeof sh - 32; i++) n += (size_t)snprintf(sh + n, sizeof sh - n, "%s%zu", i ? "," : "", shape[i]);
    (void)snprintf(sh + n, sizeof sh - n, "]");
    printf("%-40s %-5s %-16s", name, nn_dtype_name(dtype), sh);
    if (text) printf(" '%s'", text);
    else if (q && q->n) {
        nn_f64_print(b, q->min); printf(" min %s", b);
        nn_f64_print(b, nn_f64_round(q->sum / (double)q->n, 9)); printf(" mean %s", b);
        nn_f64_print(b, q->max); printf(" max %s", b);
    }
    if (q && q->nan) printf(" nan %zu", q->nan);
    if (q && q->inf) printf(" inf %zu", q->inf);
    if (dtype == NN_UCS4 || dtype == NN_BYTES) printf(" width %zu", dtype == NN_UCS4 ? itemsize / 4 : itemsize);
    printf("\n");
}
static void show_tensor(const char *name, const nn_tensor *t)
{
    stats q = NN_ZERO;
    char text[256];
    int scalar_text = (t->dtype == NN_UCS4 || t->dtype == NN_BYTES) && t->ndim == 0;
    if (is_numeric(t->dtype)) stats_add(&q, t);
    if (scalar_text) (void)nn_tensor_text(t, 0, text, sizeof text);
    show_line(name, t->dtype, t->itemsize, t->ndim, t->shape, &q, scalar_text ? text : NULL);
}
static nn_status show_npz(const char *path, const char *name, nn_error *e)
{
    nn_npz *z = NULL;
    nn_status s = nn_npz_open(&z, path, NULL, e);
    size_t i, shown = 0;
    for (i = 0; s == NN_OK && i < nn_npz_count(z); i++) {   /* a million items at a time, whatever the size of the member */
        nn_npy_info f;
        stats q = NN_ZERO;
        size_t first, n, total = 1, d;
        if (name && strcmp(name, nn_npz_name(z, i)) != 0) continue;
        shown++;
        s = nn_npz_info(z, i, &f, e);
        if (s == NN_E_UNSUPPORTED) { printf("%-40s not read: %s\n", nn_npz_name(z, i), e->msg); s = NN_OK; continue; }   /* objects beside arrays */
        if (s != NN_OK) break;
        for (d = 0; d < f.ndim; d++) total *= f.shape[d];
        for (first = 0; s == NN_OK && is_numeric(f.dtype) && first < total; first += n) {
            nn_tensor t = NN_ZERO;
            n = total - first < (size_t)1 << 20 ? total - first : (size_t)1 << 20;
            if (f.fortran) { n = total; s = nn_npz_get(z, i, &t, e); }
            else s = nn_npz_get_items(z, i, first, n, &t, e);
            if (s == NN_OK) stats_add(&q, &t);
            nn_tensor_free(&t);
        }
        if (s == NN_OK) show_line(nn_npz_name(z, i), f.dtype, f.itemsize, f.ndim, f.shape, &q, NULL);
    }
    if (s == NN_OK && name && !shown) s = nni_fail(e, NN_E_ARG, "%s: no array is called '%s'", path, name);
    nn_npz_close(z);
    return s;
}
/* one pass in bounded memory: per column what fits every cell, and its range */
typedef struct colstat { size_t missing, ints, negative, big, huge, reals, bools, texts; stats q; } colstat;   /* big: beyond int64, huge: beyond uint64 */
static void colstat_add(colstat *c, const char *p, size_t m, const nn_csv_desc *d)
{
    double v;
    int64_t k;
    uint64_t u;
    if (nni_csv_missing(p, m, d)) { c->missing++; return; }
    while (m && nni_is_blank(*p)) { p++; m--; }
    while (m && nni_is_blank(p[m - 1])) m--;
    if (m && nn_f64_parse(p, m, &v) == m) {
        if (nn_i64_parse(p, m, &k) == m) { c->ints++; c->negative += k < 0; }
        else if (nn_u64_parse(p, m, &u) == m) { c->ints++; c->big++; }
        else if (strspn(p + (*p == '-' || *p == '+'), "0123456789") >= m - (*p == '-' || *p == '+')) { c->ints++; c->huge++; }
        else c->reals++;
        if (v == v) {
            if (!c->q.n || v < c->q.min) c->q.min = v;
            if (!c->q.n || v > c->q.max) c->q.max = v;
            c->q.sum += v;
            c->q.n++;
            c->q.inf += v - v != 0;
        } else c->q.nan++;
    } else if (nni_csv_bool(p, m) >= 0) c->bools++;
    else c->texts++;
}
/* as nn_csv_read infers it */
static nn_dtype colstat_type(const colstat *c)
{
    if (c->texts || (c->bools && (c->ints || c->reals || c->missing))) return NN_BYTES;
    if (c->bools) return NN_BOOL;
    if (c->reals || !c->ints) return NN_F64;
    if (c->huge || (c->big && (c->negative || c->missing))) return NN_BYTES;
    return c->missing ? NN_F64 : c->big ? NN_U64 : NN_I64;
}
/* the whole of r; head (may be NULL) takes the first opt.rows rows as text */
static nn_status scan_csv(nn_csv *r, const nn_csv_desc *d, colstat **out, size_t *rows, nn_buf *head, nn_error *e)
{
    const nn_csv_field *f;
    size_t n, i, cols = nn_csv_columns(r);
    nn_status s = NN_OK;
    colstat *c = (colstat *)calloc(cols, sizeof *c);
    *rows = 0;
    if (!c) return nni_fail(e, NN_E_NOMEM, "nnfmt: out of memory for %zu columns", cols);
    while (s == NN_OK && (s = nn_csv_row(r, &f, &n, e)) == NN_OK && n) {
        for (i = 0; i < cols && s == NN_OK; i++) {
            const char *p = i < n ? f[i].s : "";
            size_t m = i < n ? f[i].n : 0;
            if (head && *rows < opt.rows) {
                if (i) s = nn_buf_put(head, "  ", 2, e);
                if (s == NN_OK) s = nn_buf_put(head, p, m, e);
            }
            colstat_add(c + i, p, m, d);
        }
        if (head && *rows < opt.rows && s == NN_OK) s = nn_buf_put(head, "\n", 1, e);
        ++*rows;
    }
    if (s != NN_OK) { free(c); return s; }
    *out = c;
    return NN_OK;
}
static nn_status show_csv(const char *path, const char *name, nn_error *e)
{
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(path);
    colstat *c = NULL;
    nn_buf head = NN_ZERO;
    size_t i, rows, shown = 0;
    nn_status s = open_csv(&r, path, &d, e);
    if (s == NN_OK) s = scan_csv(r, &d, &c, &rows, &head, e);
    if (s == NN_OK) {
        printf("csv: %zu rows, %zu columns\n", rows, nn_csv_columns(r));
        for (i = 0; i < nn_csv_columns(r); i++) {
            nn_dtype type = colstat_type(c + i);
            char b[NN_NUM_BYTES];
            if (name && strcmp(name, nn_csv_name(r, i)) != 0) continue;
            shown++;
            printf("%-40s %-5s", nn_csv_name(r, i), type == NN_BYTES ? "text" : nn_dtype_name(type));
            if (c[i].missing) printf(" missing %zu", c[i].missing);
            if (type != NN_BYTES && type != NN_BOOL && c[i].q.n) {
                nn_f64_print(b, c[i].q.min); printf(" min %s", b);
                nn_f64_print(b, nn_f64_round(c[i].q.sum / (double)c[i].q.n, 9)); printf(" mean %s", b);
                nn_f64_print(b, c[i].q.max); printf(" max %s", b);
            }
            printf("\n");
        }
        if (!name && head.len) printf("first rows:\n%s", (const char *)head.data);
        if (name && !shown) s = nni_fail(e, NN_E_ARG, "%s: no column is called '%s'", path, name);
    }
    nn_buf_free(&head);
    free(c);
    nn_csv_close(r);
    return s;
}
static void show_json(const nn_json *v, size_t indent)
{
    const nn_json *c;
    size_t k = 0;
    if (v->type != NN_JSON_OBJECT && v->type != NN_JSON_ARRAY) return;
    for (c = v->v.first; c && k < 40; c = c->next, k++) {
        char b[64];
        printf("%*s%s: %s", (int)indent, "", c->key ? c->key : "-", nn_json_type_name(c->type));
        if (c->type == NN_JSON_STRING) printf(" '%s'", nni_value_text(b, c->v.s, c->n));
        else if (c->type == NN_JSON_INT) printf(" %lld", (long long)c->v.i);
        else if (c->type == NN_JSON_REAL) { nn_f64_print(b, c->v.d); printf(" %s", b); }
        else if (c->type >= NN_JSON_ARRAY) printf(" of %zu", c->n);
        printf("\n");
        if (indent < 6 && c->type >= NN_JSON_ARRAY && (c->type == NN_JSON_OBJECT || k < 2)) show_json(c, indent + 2);
    }
    if (c) printf("%*s... %zu in all\n", (int)indent, "", v->n);
}
static void print_warnings(const char *path, const nn_yaml_warning *w)
{
    for (; w; w = w->next) fprintf(stderr, "nnfmt: %s:%zu:%zu: warning: %s\n", path, w->line, w->col, w->msg);
}
typedef struct event_count { size_t n[7]; nn_json_writer *w; int print; } event_count;
static nn_status on_event(void *ctx, const nn_event *ev)
{
    static const char *const names[] = { "other", "version", "scalar", "histogram", "image", "text", "hparams" };
    event_count *q = (event_count *)ctx;
    q->n[ev->kind]++;
    if (q->print && ev->kind != NN_EVENT_VERSION && ev->kind != NN_EVENT_OTHER) {
        char b[NN_NUM_BYTES];
        printf("%-10s %-40.*s step %lld", names[ev->kind], (int)ev->tag_n, ev->tag, (long long)ev->step);
        if (ev->kind == NN_EVENT_SCALAR) { nn_f32_print(b, (float)ev->value); printf(" value %s", b); }
        if (ev->kind == NN_EVENT_HISTOGRAM) { nn_f64_print(b, ev->num); printf(" count %s", b); }
        if (ev->kind == NN_EVENT_IMAGE) printf(" %lld x %lld", (long long)ev->width, (long long)ev->height);
        printf("\n");
    }
    if (q->w) {
        nn_json_begin_object(q->w);
        nn_json_key(q->w, "kind");
        nn_json_string(q->w, names[ev->kind]);
        nn_json_key(q->w, "wall_time");
        nn_json_f64(q->w, ev->wall);
        nn_json_key(q->w, "step");
        nn_json_i64(q->w, ev->step);
        if (ev->tag_n) { nn_json_key(q->w, "tag"); nn_json_stringn(q->w, ev->tag, ev->tag_n); }
        if (ev->kind == NN_EVENT_SCALAR) { nn_json_key(q->w, "value"); nn_json_f32(q->w, (float)ev->value); }
        if (ev->kind == NN_EVENT_TEXT) { nn_json_key(q->w, "text"); nn_json_stringn(q->w, (const char *)ev->bytes, ev->bytes_n); }
        nn_json_end(q->w);
    }
    return NN_OK;
}
static int cmd_show(const char *path, const char *name)
{
    nn_error e = NN_ZERO;
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    nn_yaml_warning *w = NULL;
    nn_dict d = NN_ZERO, meta = NN_ZERO;
    kind k;
    nn_status s = detect(path, &k, &e);
    size_t i, shown = 0;
    if (s != NN_OK) return failed(&e);
    if (k == K_CSV) s = show_csv(path, name, &e);
    else if (k == K_NPZ) { printf("npz\n"); s = show_npz(path, name, &e); }
    else if (k == K_JSON || k == K_YAML) {
        s = read_tree(&root, &a, path, k, &w, &e);
        if (s == NN_OK) {
            print_warnings(path, w);
            if (name) { nn_json *c = nn_json_get(root, name); if (!c) s = nni_fail(&e, NN_E_ARG, "%s: no member is called '%s'", path, name); else root = c; }
        }
        if (s == NN_OK) { printf("%s: %s of %zu\n", kind_names[k], nn_json_type_name(root->type), root->n); show_json(root, 2); }
    } else if (k == K_JSONL) {
        nn_jsonl *r = NULL;
        nn_json *v;
        size_t lines = 0;
        s = open_jsonl(&r, path, &e);
        while (s == NN_OK && (s = nn_jsonl_next(r, &v, &e)) == NN_OK && v) if (!lines++) { printf("first line: %s of %zu\n", nn_json_type_name(v->type), v->n); show_json(v, 2); }
        if (s == NN_OK) printf("jsonl: %zu lines\n", lines);
        nn_jsonl_close(r);
    } else if (k == K_EVENTS) {
        event_count q = NN_ZERO;
        q.print = 1;
        s = read_events(path, on_event, &q, &e);
        if (s == NN_OK) printf("tfevents: %zu scalars, %zu histograms, %zu images, %zu texts, %zu hparams\n", q.n[2], q.n[3], q.n[4], q.n[5], q.n[6]);
    } else if (k == K_GZ) {
        nn_buf b = NN_ZERO;
        s = slurp(&b, path, &e);
        if (s == NN_OK) printf("gz: %zu bytes inside\n", b.len);
        nn_buf_free(&b);
    } else {
        s = load(&d, &meta, path, NULL, k, &e);
        if (s == NN_OK) printf("%s: %zu entries\n", kind_names[k], d.count);
        for (i = 0; s == NN_OK && i < d.count; i++) if (!name || strcmp(name, d.items[i].name) == 0) { show_tensor(d.items[i].name, &d.items[i].value); shown++; }
        for (i = 0; s == NN_OK && !name && i < meta.count; i++) show_tensor(meta.items[i].name, &meta.items[i].value);
        if (s == NN_OK && name && !shown) s = nni_fail(&e, NN_E_ARG, "%s: no entry is called '%s'", path, name);
    }
    nn_arena_free(&a);
    nn_dict_free(&d);
    nn_dict_free(&meta);
    return s == NN_OK ? 0 : failed(&e);
}

/* ---- json */
static void flush_json(nn_buf *b) { fwrite(b->data, 1, b->len, stdout); b->len = 0; }
static nn_status json_csv(nn_json_writer *w, const char *path, nn_error *e)
{
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(path);
    const nn_csv_field *f;
    nn_status s;
    size_t n, i, cols;
    d.no_header = !opt.header;
    d.keep_blank = 1;                                /* in a table of one column a blank line is a record */
    s = open_csv(&r, path, &d, e);
    if (s != NN_OK) return s;
    cols = nn_csv_columns(r);
    nn_json_begin_array(w);
    while ((s = nn_csv_row(r, &f, &n, e)) == NN_OK && n) {
        if (cols > 1 && n == 1 && !f[0].n && !f[0].quoted) continue;
        if (opt.header) nn_json_begin_object(w); else nn_json_begin_array(w);
        for (i = 0; i < n; i++) {
            if (opt.header) nn_json_key(w, nn_csv_name(r, i));
            nn_json_stringn(w, f[i].s, f[i].n);
        }
        nn_json_end(w);
        if (w->buf->len > 1u << 20) flush_json(w->buf);
    }
    nn_json_end(w);
    nn_csv_close(r);
    return s;
}
static int cmd_json(const char *path, const char *name)
{
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    nn_dict d = NN_ZERO, meta = NN_ZERO;
    kind k;
    nn_status s = detect(path, &k, &e);
    size_t i;
    if (s != NN_OK) return failed(&e);
    w.buf = &b;
    w.nan = NN_JSON_NAN_STRING;
    w.lines = 1;
    if (opt.pretty) w.indent = 2;
    if (k == K_CSV) s = json_csv(&w, path, &e);
    else if (k == K_JSON || k == K_YAML) {
        s = read_tree(&root, &a, path, k, NULL, &e);
        if (s == NN_OK && name) { root = nn_json_get(root, name); if (!root) s = nni_fail(&e, NN_E_ARG, "%s: no member is called '%s'", path, name); }
        if (s == NN_OK) nn_json_value(&w, root);
    } else if (k == K_JSONL) {
        nn_jsonl *r = NULL;
        s = open_jsonl(&r, path, &e);
        nn_json_begin_array(&w);
        while (s == NN_OK && (s = nn_jsonl_next(r, &root, &e)) == NN_OK && root) { nn_json_value(&w, root); if (b.len > 1u << 20) flush_json(&b); }
        nn_json_end(&w);
        nn_jsonl_close(r);
    } else if (k == K_EVENTS) {
        event_count q = NN_ZERO;
        q.w = &w;
        nn_json_begin_array(&w);
        s = read_events(path, on_event, &q, &e);
        nn_json_end(&w);
    } else {
        s = load(&d, &meta, path, name, k, &e);
        if (s == NN_OK && name && !nn_dict_get(&d, name)) s = nni_fail(&e, NN_E_ARG, "%s: no entry is called '%s'", path, name);
        if (s == NN_OK && (name || ((k == K_NPY || k == K_IDX || k == K_PNG) && d.count == 1))) nn_json_tensor(&w, name ? nn_dict_get(&d, name) : &d.items[0].value);
        else if (s == NN_OK) {
            nn_json_begin_object(&w);
            for (i = 0; i < d.count; i++) {
                nn_json_key(&w, d.items[i].name);
                nn_json_tensor(&w, &d.items[i].value);
                if (b.len > 1u << 20) flush_json(&b);
            }
            if (meta.count) {
                nn_json_key(&w, "__metadata__");
                nn_json_begin_object(&w);
                for (i = 0; i < meta.count; i++) { nn_json_key(&w, meta.items[i].name); nn_json_tensor(&w, &meta.items[i].value); }
                nn_json_end(&w);
            }
            nn_json_end(&w);
        }
    }
    if (s == NN_OK) s = nn_json_finish(&w, &e);
    if (s == NN_OK) flush_json(&b);
    nn_buf_free(&b);
    nn_arena_free(&a);
    nn_dict_free(&d);
    nn_dict_free(&meta);
    if (s == NN_OK && fflush(stdout) != 0) s = nni_fail(&e, NN_E_IO, "standard output: write failed");
    return s == NN_OK ? 0 : failed(&e);
}

/* ---- check */
static nn_status check_one(const char *path, nn_error *e)
{
    kind k;
    nn_status s = detect(path, &k, e);
    nn_dict d = NN_ZERO, meta = NN_ZERO;
    nn_arena a = NN_ZERO;
    nn_json *v;
    if (s != NN_OK) return s;
    if (k == K_CSV) {
        nn_csv *r = NULL;
        nn_csv_desc cd = csv_desc(path);
        const nn_csv_field *f;
        size_t n;
        cd.strict = !cd.blanks;
        s = open_csv(&r, path, &cd, e);
        while (s == NN_OK && (s = nn_csv_row(r, &f, &n, e)) == NN_OK && n) { }
        nn_csv_close(r);
    } else if (k == K_JSON || k == K_YAML) {
        nn_yaml_warning *w = NULL;
        s = read_tree(&v, &a, path, k, &w, e);
        if (s == NN_OK) print_warnings(path, w);
    } else if (k == K_JSONL) {
        nn_jsonl *r = NULL;
        s = open_jsonl(&r, path, e);
        while (s == NN_OK && (s = nn_jsonl_next(r, &v, e)) == NN_OK && v) { }
        nn_jsonl_close(r);
    } else if (k == K_EVENTS) {
        event_count q = NN_ZERO;
        s = read_events(path, on_event, &q, e);
    } else if (k == K_NPZ) {                         /* member by member, a million items at a time */
        nn_npz *z = NULL;
        size_t i, first, n, total, dim;
        s = nn_npz_open(&z, path, NULL, e);
        for (i = 0; s == NN_OK && i < nn_npz_count(z); i++) {
            nn_npy_info f;
            if ((s = nn_npz_info(z, i, &f, e)) != NN_OK) break;
            for (dim = 0, total = 1; dim < f.ndim; dim++) total *= f.shape[dim];
            for (first = 0; s == NN_OK && (first < total || first == 0); first += n) {
                nn_tensor t = NN_ZERO;
                n = total - first < (size_t)1 << 20 ? total - first : (size_t)1 << 20;
                if (f.fortran || !n) { n = total ? total : 1; s = nn_npz_get(z, i, &t, e); }
                else s = nn_npz_get_items(z, i, first, n, &t, e);
                nn_tensor_free(&t);
            }
        }
        nn_npz_close(z);
    } else if (k == K_GZ) {
        nn_reader *r = NULL;
        static char junk[65536];
        size_t got = 1;
        s = source(&r, path, e);
        while (s == NN_OK && got) s = nn_reader_read(r, junk, sizeof junk, &got, e);
        nn_reader_close(r);
    } else s = load(&d, &meta, path, NULL, k, e);
    nn_dict_free(&d);
    nn_dict_free(&meta);
    nn_arena_free(&a);
    return s;
}
static int cmd_check(void)
{
    size_t i;
    int bad = 0;
    for (i = 0; i < app.n_args; i++) {
        nn_error e = NN_ZERO;
        nn_status s = check_one(app.args[i], &e);
            if (s == NN_OK) continue;
        bad = 1;
        if (strstr(e.msg, app.args[i])) printf("%s\n", e.msg);
        else printf("%s: %s\n", app.args[i], e.msg);
    }
    return bad;
}

/* ---- convert */
static nn_status write_csv(const char *path, const nn_dict *d, nn_error *e)
{
    nn_writer *w = NULL;
    nn_csv_writer c = NN_ZERO;
    nn_status s;
    size_t i, r, rows;
    if (d->count == 1 && d->items[0].value.ndim == 2) return nn_csv_write_xy(path, &d->items[0].value, NULL, NULL, NULL, NULL, NULL, e);
    if (!d->count) return nni_fail(e, NN_E_ARG, "%s: there is no array to write", path);
    rows = d->items[0].value.ndim == 1 ? d->items[0].value.shape[0] : 0;
    for (i = 0; i < d->count; i++)
        if (d->items[i].value.ndim != 1 || d->items[i].value.shape[0] != rows)
            return nni_fail(e, NN_E_UNSUPPORTED, "%s: a table needs one array of two dimensions, or columns of equal length; '%s' is neither: use --name", path, d->items[i].name);
    if ((s = nn_writer_open(&w, path, NULL, e)) != NN_OK) return s;
    s = nn_csv_begin(&c, w, d->count, 0, NULL, e);
    if (s != NN_OK) { nn_writer_abort(w); return s; }
    for (i = 0; i < d->count; i++) nn_csv_put_str(&c, d->items[i].name);
    for (r = 0; r < rows; r++) for (i = 0; i < d->count; i++) nn_csv_put_elem(&c, &d->items[i].value, r);
    return nni_csv_close_file(&c, w, NN_OK, e);
}
static nn_status write_jsonl(const char *path, const nn_dict *d, nn_error *e)
{
    nn_writer *w = NULL;
    nn_buf b = NN_ZERO;
    nn_json_writer j = NN_ZERO;
    nn_status s;
    size_t i, r, rows = d->count && d->items[0].value.ndim ? d->items[0].value.shape[0] : 0;
    int one = d->count == 1 && d->items[0].value.ndim >= 2;
    for (i = 0; i < d->count; i++)
        if (!d->items[i].value.ndim || d->items[i].value.shape[0] != rows) return nni_fail(e, NN_E_UNSUPPORTED, "%s: the arrays must have equally many rows; '%s' has not: use --name", path, d->items[i].name);
    if ((s = nn_writer_open(&w, path, NULL, e)) != NN_OK) return s;
    j.buf = &b;
    j.lines = 1;
    j.nan = NN_JSON_NAN_NULL;
    for (r = 0; r < rows && s == NN_OK; r++) {
        if (!one) nn_json_begin_object(&j);
        for (i = 0; i < d->count && s == NN_OK; i++) {
            nn_tensor row;
            s = nn_tensor_rows(&row, &d->items[i].value, r, 1, e);
            if (s != NN_OK) break;
            row.ndim--;                              /* the row alone, without its leading 1 */
            memmove(row.shape, row.shape + 1, row.ndim * sizeof row.shape[0]);
            if (!one) nn_json_key(&j, d->items[i].name);
            nn_json_tensor(&j, &row);
        }
        if (!one) nn_json_end(&j);
        if (s == NN_OK) s = nn_json_finish(&j, e);
        if (s == NN_OK) s = nn_writer_put(w, b.data, b.len, e);
        b.len = 0;
    }
    nn_buf_free(&b);
    if (s == NN_OK) return nn_writer_commit(w, e);
    nn_writer_abort(w);
    return s;
}
/* Tables of any length, in bounded memory: JSON lines -> CSV, CSV -> CSV, and with a first pass for types and rows CSV -> JSON lines, CSV -> .npy.
 * A pipe can be read once only: for those two it goes the way of the small files. */
static int convert_streams(const char *in, kind k, const char *out)
{
    if (opt.name || (opt.dtype && !ends_with(out, ".npy"))) return 0;
    if (ends_with(out, ".csv")) return (k == K_CSV || k == K_JSONL) && !opt.dtype;
    return k == K_CSV && strcmp(in, "-") != 0 && (ends_with(out, ".jsonl") || ends_with(out, ".npy"));
}
static nn_status csv_to_csv(nn_writer *w, const char *in, nn_error *e)
{
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(in);
    nn_csv_writer c = NN_ZERO;
    const nn_csv_field *f;
    size_t n, i, cols;
    nn_status s = open_csv(&r, in, &d, e), q;
    if (s != NN_OK) return s;
    cols = nn_csv_columns(r);
    s = nn_csv_begin(&c, w, cols, 0, NULL, e);
    for (i = 0; s == NN_OK && i < cols; i++) nn_csv_put_str(&c, nn_csv_name(r, i));
    while (s == NN_OK && (s = nn_csv_row(r, &f, &n, e)) == NN_OK && n)
        for (i = 0; i < cols; i++) if (i < n && f[i].n) nn_csv_put_text(&c, f[i].s, f[i].n); else nn_csv_put_missing(&c);
    if (c.w) { q = nn_csv_end(&c, s == NN_OK ? e : NULL); if (s == NN_OK) s = q; }
    nn_csv_close(r);
    return s;
}
static nn_status csv_rows(nn_writer *w, const char *in, int npy, nn_dtype dt, nn_error *e)
{
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(in);
    nn_table t = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_json_writer j = NN_ZERO;
    nn_dtype *types = NULL;
    colstat *c = NULL;
    size_t rows = 0, cols = 0, i, row, n;
    nn_status s = open_csv(&r, in, &d, e);
    if (s == NN_OK) cols = nn_csv_columns(r);
    if (s == NN_OK) s = scan_csv(r, &d, &c, &rows, NULL, e);
    if (s == NN_OK && (types = (nn_dtype *)calloc(cols, sizeof *types)) == NULL) s = nni_fail(e, NN_E_NOMEM, "nnfmt: out of memory");
    for (i = 0; s == NN_OK && i < cols; i++) types[i] = npy ? NN_F64 : colstat_type(c + i);
    nn_csv_close(r);
    r = NULL;
    d.types = types;
    d.n_types = cols;
    if (s == NN_OK) s = open_csv(&r, in, &d, e);
    if (s == NN_OK && npy) {
        nn_tensor whole = NN_ZERO;
        whole.dtype = dt != NN_DTYPE_NONE ? dt : NN_F64;
        whole.itemsize = nn_dtype_size(whole.dtype);
        whole.ndim = 2;
        whole.shape[0] = rows;
        whole.shape[1] = cols;
        s = nn_npy_header(&b, &whole, e);
        if (s == NN_OK) s = nn_writer_put(w, b.data, b.len, e);
    }
    j.buf = &b;
    j.lines = 1;
    j.nan = NN_JSON_NAN_NULL;
    while (s == NN_OK && (s = nn_csv_next(r, 1 + ((size_t)1 << 18) / cols, &t, e)) == NN_OK && t.rows) {
        nn_tensor m = NN_ZERO, as = NN_ZERO;
        b.len = 0;
        for (row = 0; !npy && s == NN_OK && row < t.rows; row++) {
            nn_json_begin_object(&j);
            for (i = 0; i < cols; i++) {
                const char *p;
                nn_json_key(&j, t.columns[i].name);
                if (!t.columns[i].is_text) nni_jw_elem(&j, &t.columns[i].values, row);
                else if ((p = nn_table_text(t.columns + i, row, &n)) != NULL) nn_json_stringn(&j, p, n);
                else nn_json_null(&j);
            }
            nn_json_end(&j);
            s = nn_json_finish(&j, e);
        }
        if (npy) {
            s = nn_tensor_make2(&m, NN_F64, t.rows, cols, NULL, e);
            for (row = 0; s == NN_OK && row < t.rows; row++) for (i = 0; i < cols; i++) nn_f64(&m)[row * cols + i] = nn_f64(&t.columns[i].values)[row];
            if (s == NN_OK && dt != NN_DTYPE_NONE) s = nn_tensor_convert(&as, &m, dt, NULL, e);
            if (s == NN_OK) s = nn_writer_put(w, as.data ? as.data : m.data, nn_tensor_bytes(as.data ? &as : &m), e);
            nn_tensor_free(&m);
            nn_tensor_free(&as);
        } else if (s == NN_OK) s = nn_writer_put(w, b.data, b.len, e);
        rows -= t.rows < rows ? t.rows : rows;
    }
    if (s == NN_OK && rows) s = nni_fail(e, NN_E_IO, "%s: the file changed while it was read", in);
    nn_table_free(&t);
    nn_buf_free(&b);
    nn_csv_close(r);
    free(types);
    free(c);
    return s;
}
static nn_status convert_stream(const char *in, kind k, const char *out, nn_dtype dt, nn_error *e)
{
    nn_writer *w = NULL;
    nn_status s = nn_writer_open(&w, out, NULL, e);
    int list;
    if (s != NN_OK) return s;
    if (k == K_JSONL) s = jsonl_to_csv(w, in, &list, e);
    else if (ends_with(out, ".csv")) s = csv_to_csv(w, in, e);
    else s = csv_rows(w, in, ends_with(out, ".npy"), dt, e);
    if (s == NN_OK) return nn_writer_commit(w, e);
    nn_writer_abort(w);
    return s;
}
static int cmd_convert(const char *in, const char *out)
{
    nn_error e = NN_ZERO;
    nn_dict d = NN_ZERO, meta = NN_ZERO;
    kind k;
    nn_status s;
    size_t i;
    nn_dtype dt = opt.dtype ? nn_dtype_parse(nn_app_choice(&app, "dtype")) : NN_DTYPE_NONE;
    if (!ends_with(out, ".npy") && !ends_with(out, ".npz") && !ends_with(out, ".safetensors") && !ends_with(out, ".pth") && !ends_with(out, ".pt") && !ends_with(out, ".csv") && !ends_with(out, ".jsonl"))
        return nn_app_usage(&app, "OUT must end in .npy .npz .safetensors .pth .csv or .jsonl, got '%s'", out);
    s = detect(in, &k, &e);
    if (s == NN_OK && convert_streams(in, k, out)) { s = convert_stream(in, k, out, dt, &e); return s == NN_OK ? 0 : failed(&e); }
    if (s == NN_OK && k == K_CSV && ends_with(out, ".npy") && !opt.name) {   /* a table of numbers as one matrix */
        nn_xy m = NN_ZERO;
        nn_xy_desc x = NN_ZERO;
        x.csv = csv_desc(in);
        x.no_label = x.allow_missing = x.allow_nonfinite = 1;
        x.dtype = NN_F64;
        if (strcmp(in, "-") != 0) s = nn_csv_read_xy(&m, in, &x, NULL, &e);
        else {
            nn_buf b = NN_ZERO;
            if ((s = slurp(&b, in, &e)) == NN_OK) s = nn_csv_parse_xy(&m, b.data, b.len, &x, NULL, &e);
            nn_buf_free(&b);
        }
        if (s == NN_OK) s = nn_dict_put(&d, "array", &m.x, &e);
        nn_xy_free(&m);
    } else if (s == NN_OK) s = load(&d, &meta, in, opt.name, k, &e);
    if (s == NN_OK && opt.name) {
        if (!nn_dict_get(&d, opt.name)) s = nni_fail(&e, NN_E_ARG, "%s: no entry is called '%s'", in, opt.name);
        else for (i = d.count; i-- > 0;) if (strcmp(d.items[i].name, opt.name) != 0) (void)nn_dict_remove(&d, d.items[i].name);
    }
    for (i = 0; s == NN_OK && opt.dtype && i < d.count; i++) {
        nn_tensor t = NN_ZERO;
        if (!is_numeric(d.items[i].value.dtype)) continue;
        s = nn_tensor_convert(&t, &d.items[i].value, dt, NULL, &e);
        if (s == NN_OK) { nn_tensor_free(&d.items[i].value); d.items[i].value = t; }
    }
    if (s == NN_OK) {
        if (ends_with(out, ".npy")) s = d.count == 1 ? nn_npy_write(out, &d.items[0].value, NULL, &e) : nni_fail(&e, NN_E_ARG, "%s: holds %zu arrays, a .npy takes one: use --name", in, d.count);
        else if (ends_with(out, ".npz")) s = nn_npz_write(out, &d, 0, NULL, &e);
        else if (ends_with(out, ".safetensors")) s = nn_safetensors_write(out, &d, meta.count ? &meta : NULL, NULL, &e);
        else if (ends_with(out, ".csv")) s = write_csv(out, &d, &e);
        else if (ends_with(out, ".jsonl")) s = write_jsonl(out, &d, &e);
        else s = nn_pth_write(out, &d, NULL, &e);
    }
    nn_dict_free(&d);
    nn_dict_free(&meta);
    return s == NN_OK ? 0 : failed(&e);
}

/* ---- diff */
static int diff_tensor(const char *name, const nn_tensor *a, const nn_tensor *b)
{
    size_t i, n = nn_tensor_count(a), off = 0, first = 0;
    double worst = 0;
    char t[NN_NUM_BYTES];
    if (a->ndim != b->ndim || memcmp(a->shape, b->shape, a->ndim * sizeof a->shape[0]) != 0) { printf("%s: shapes differ\n", name); return 1; }
    if (a->dtype != b->dtype) { printf("%s: %s against %s\n", name, nn_dtype_name(a->dtype), nn_dtype_name(b->dtype)); return 1; }
    if (!is_numeric(a->dtype)) {
        size_t w = a->itemsize < b->itemsize ? a->itemsize : b->itemsize;
        for (i = 0; i < n; i++) if (memcmp((char *)a->data + i * a->itemsize, (char *)b->data + i * b->itemsize, w) != 0) { printf("%s: element %zu differs\n", name, i); return 1; }
        if (a->itemsize != b->itemsize) { printf("%s: widths differ\n", name); return 1; }
        return 0;
    }
    for (i = 0; i < n; i++) {
        double x = nn_tensor_get_f64(a, i), y = nn_tensor_get_f64(b, i), d = fabs(x - y);
        int same = x == y || (x != x && y != y);
        if (same && (a->dtype == NN_I64 || a->dtype == NN_U64)) same = memcmp((char *)a->data + 8 * i, (char *)b->data + 8 * i, 8) == 0;
        if (same || d <= opt.atol + opt.rtol * fabs(y)) continue;
        if (!off++) first = i;
        if (!(d <= worst)) worst = d;
    }
    if (!off) return 0;
    nn_f64_print(t, worst);
    printf("%s: %zu of %zu elements differ, the first at %zu, worst by %s\n", name, off, n, first, t);
    return 1;
}
static int cmd_diff(const char *pa, const char *pb)
{
    nn_error e = NN_ZERO;
    nn_dict a = NN_ZERO, b = NN_ZERO, meta = NN_ZERO;
    kind k;
    int differ = 0;
    size_t i;
    nn_status s = detect(pa, &k, &e);
    if (s == NN_OK) s = load(&a, &meta, pa, NULL, k, &e);
    nn_dict_free(&meta);
    if (s == NN_OK) s = detect(pb, &k, &e);
    if (s == NN_OK) s = load(&b, &meta, pb, NULL, k, &e);
    nn_dict_free(&meta);
    for (i = 0; s == NN_OK && i < a.count; i++) {
        const nn_tensor *t = nn_dict_get(&b, a.items[i].name);
        if (!t && a.count == 1 && b.count == 1) t = &b.items[0].value;   /* single arrays need not share a name */
        if (!t) { printf("%s: only in %s\n", a.items[i].name, pa); differ = 1; }
        else differ |= diff_tensor(a.items[i].name, &a.items[i].value, t);
    }
    for (i = 0; s == NN_OK && i < b.count; i++) if (!nn_dict_get(&a, b.items[i].name) && !(a.count == 1 && b.count == 1)) { printf("%s: only in %s\n", b.items[i].name, pb); differ = 1; }
    nn_dict_free(&a);
    nn_dict_free(&b);
    return s == NN_OK ? differ : failed(&e);
}

int main(int argc, char **argv)
{
    int rc = nn_app_begin(&app, &program, &opt, argc, argv);
    const char *second;
    if (rc >= 0) return rc;
    second = app.n_args > 1 ? app.args[1] : NULL;
    switch (app.command) {
    case SHOW: rc = cmd_show(app.args[0], second); break;
    case JSON: rc = cmd_json(app.args[0], second); break;
    case CHECK: rc = cmd_check(); break;
    case CONVERT: rc = cmd_convert(app.args[0], second); break;
    default: rc = cmd_diff(app.args[0], second); break;
    }
    nn_reader_close(piped);
    (void)nn_app_finish(&app, NULL);
    return rc;
}
