/* tests/fuzz/targets.h - what the fuzzer (fuzz.c) and the replay test (../test_hostile.c) run on arbitrary bytes.
 * Each target reads the bytes as its format; what was taken must survive being written and read again. All memory goes through
 * a counting allocator: more than 64 MiB for one input is a finding, and so is a leak. */
#ifndef NN_FUZZ_TARGETS_H
#define NN_FUZZ_TARGETS_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_MEMORY ((size_t)64 << 20)
typedef struct fuzz_heap { size_t live, peak; } fuzz_heap;
static fuzz_heap fuzz_h;
#define FUZZ_CHECK(c) do { if (!(c)) { fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #c); abort(); } } while (0)
static void fuzz_count(size_t old, size_t n)
{
    fuzz_h.live += n - old;
    if (fuzz_h.live > fuzz_h.peak) fuzz_h.peak = fuzz_h.live;
}
static void *fuzz_alloc(size_t n, void *u)
{
    void *p = n > FUZZ_MEMORY * 16 ? NULL : malloc(n);   /* a huge wish is refused like on a small machine; counted below */
    (void)u;
    if (p) fuzz_count(0, n);
    return p;
}
static void *fuzz_resize(void *p, size_t old, size_t n, void *u)
{
    void *q = n > FUZZ_MEMORY * 16 ? NULL : realloc(p, n);
    (void)u;
    if (q) fuzz_count(old, n);
    return q;
}
static void fuzz_release(void *p, size_t n, void *u)
{
    (void)u;
    if (p) fuzz_count(n, 0);
    free(p);
}
static nn_alloc fuzz_hooks(void)
{
    nn_alloc a = NN_ZERO;
    a.alloc = fuzz_alloc;
    a.resize = fuzz_resize;
    a.release = fuzz_release;
    return a;
}
static nn_file_opts fuzz_opts(void)
{
    nn_file_opts o = NN_ZERO;
    o.alloc = fuzz_hooks();
    o.name = "fuzz";
    o.limit = FUZZ_MEMORY / 4;
    return o;
}
static void fuzz_num(const uint8_t *p, size_t n)
{
    char b[1100];
    const char *s = (const char *)p;
    double v = 0, w = 0;
    float f = 0, g = 0;
    int64_t i;
    uint64_t u;
    size_t k = nn_f64_parse(s, n, &v);
    FUZZ_CHECK(k <= n);
    if (k) {
        size_t m = nn_f64_print(b, v);
        FUZZ_CHECK(m < NN_NUM_BYTES && strlen(b) == m && nn_f64_parse(b, m, &w) == m && nni_f64_bits(v) == nni_f64_bits(w));
        FUZZ_CHECK(nn_f64_fixed(b, sizeof b, v, (int)(n % 301)) < sizeof b);
        (void)nn_f64_round(v, (int)(n % 301));
    }
    FUZZ_CHECK(nn_f32_parse(s, n, &f) == k);
    if (k) {
        size_t m = nn_f32_print(b, f);
        FUZZ_CHECK(m < NN_NUM_BYTES && nn_f32_parse(b, m, &g) == m && nni_f32_bits(f) == nni_f32_bits(g));
    }
    if ((k = nn_i64_parse(s, n, &i)) != 0) FUZZ_CHECK(k <= n && nn_i64_print(b, i) < NN_NUM_BYTES);
    if ((k = nn_u64_parse(s, n, &u)) != 0) FUZZ_CHECK(k <= n && nn_u64_print(b, u) < NN_NUM_BYTES);
    if (n >= 8) {
        memcpy(&v, p, 8);
        k = nn_f64_print(b, v);
        FUZZ_CHECK(nn_f64_parse(b, k, &w) == k && (v == w || v != v));
    }
}
static void fuzz_csv(const uint8_t *p, size_t n)
{
    static const nn_dtype types[] = { NN_I64, NN_F64, NN_BYTES, NN_BOOL };
    nn_file_opts o = fuzz_opts();
    int mode;
    for (mode = 0; mode < 5; mode++) {
        nn_csv_desc d = NN_ZERO;
        nn_table t = NN_ZERO;
        nn_tensor codes = NN_ZERO, names = NN_ZERO;
        size_t i, r, k;
        if (mode == 1) { d.no_header = 1; d.blanks = 1; }
        if (mode == 2) { d.types = types; d.n_types = 4; }
        if (mode == 3) { d.strict = 1; d.keep_blank = 1; d.delim = ';'; d.skip_lines = 1; d.comment = '#'; }
        if (mode == 4) { d.all_text = 1; d.skip_space = 1; d.missing = "?"; d.max_rows = 3; }
        if (nn_csv_parse(&t, p, n, &d, &o, NULL) == NN_OK) {
            for (i = 0; i < t.cols; i++) {
                FUZZ_CHECK(t.columns[i].values.shape[0] == t.rows && t.columns[i].missing <= t.rows);
                for (r = 0; t.columns[i].is_text && r < t.rows; r++) { const char *s = nn_table_text(t.columns + i, r, &k); FUZZ_CHECK(!s || s[k] == 0); }
            }
            if (t.cols && nn_table_codes(&codes, &names, t.columns, &o.alloc, NULL) == NN_OK) { nn_tensor_free(&codes); nn_tensor_free(&names); }
            if (mode == 0 && n < 4096) {             /* written and read again: the same shape */
                nn_buf out = NN_ZERO;
                nn_writer *w = NULL;
                nn_csv_writer c;
                nn_table u = NN_ZERO;
                out.alloc = o.alloc;
                FUZZ_CHECK(nn_writer_memory(&w, &out, &o, NULL) == NN_OK && nn_csv_begin(&c, w, t.cols, 0, &o.alloc, NULL) == NN_OK);
                for (i = 0; i < t.cols; i++) nn_csv_put_str(&c, t.columns[i].name);
                for (r = 0; r < t.rows; r++)
                    for (i = 0; i < t.cols; i++) {
                        const char *s;
                        if (!t.columns[i].is_text) nn_csv_put_elem(&c, &t.columns[i].values, r);
                        else if ((s = nn_table_text(t.columns + i, r, &k)) != NULL) nn_csv_put_text(&c, s, k);
                        else nn_csv_put_missing(&c);
                    }
                FUZZ_CHECK(nn_csv_end(&c, NULL) == NN_OK && nn_writer_commit(w, NULL) == NN_OK);
                FUZZ_CHECK(nn_csv_parse(&u, out.data, out.len, NULL, &o, NULL) == NN_OK && u.rows == t.rows && u.cols == t.cols);
                nn_table_free(&u);
                nn_buf_free(&out);
            }
            nn_table_free(&t);
        }
        if (mode < 2) {
            nn_xy m = NN_ZERO;
            nn_xy_desc x = NN_ZERO;
            x.csv = d;
            x.allow_missing = x.allow_nonfinite = mode;
            if (nn_csv_parse_xy(&m, p, n, &x, &o, NULL) == NN_OK) nn_xy_free(&m);
        }
    }
}
static void fuzz_tree(nn_json *v, int yaml)
{
    nn_buf a = NN_ZERO, b = NN_ZERO;
    nn_arena arena = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    nn_json *again = NULL;
    nn_json_desc d = NN_ZERO;
    nn_error e = NN_ZERO;
    a.alloc = b.alloc = arena.alloc = fuzz_hooks();
    d.allow_nan = 1;
    w.nan = NN_JSON_NAN_PYTHON;
    w.buf = &a;
    nn_json_value(&w, v);
    if (nn_json_finish(&w, &e) == NN_OK) {
        if (yaml) {
            nn_buf y = NN_ZERO;
            y.alloc = a.alloc;
            if (nn_yaml_write(&y, v, &e) == NN_OK) {
                if (nn_yaml_parse(&again, &arena, (const char *)y.data, y.len, NULL, NULL, &e) != NN_OK) { fprintf(stderr, "%s\n%s", e.msg, (const char *)y.data); abort(); }
            }
            nn_buf_free(&y);
        } else FUZZ_CHECK(nn_json_parse(&again, &arena, (const char *)a.data, a.len, NULL, &d, &e) == NN_OK);
        if (again) {
            w.buf = &b;
            nn_json_value(&w, again);
            FUZZ_CHECK(nn_json_finish(&w, &e) == NN_OK && a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
        }
    }
    nn_buf_free(&a);
    nn_buf_free(&b);
    nn_arena_free(&arena);
}
static void fuzz_json(const uint8_t *p, size_t n)
{
    nn_arena a = NN_ZERO;
    nn_json *v = NULL;
    nn_json_desc d = NN_ZERO;
    a.alloc = fuzz_hooks();
    if (nn_json_parse(&v, &a, (const char *)p, n, NULL, NULL, NULL) == NN_OK) fuzz_tree(v, n & 1);
    nn_arena_free(&a);
    d.duplicates = 1;
    d.allow_nan = 1;
    if (nn_json_parse(&v, &a, (const char *)p, n, NULL, &d, NULL) == NN_OK) fuzz_tree(v, 0);
    nn_arena_free(&a);
}
static void fuzz_jsonl(const uint8_t *p, size_t n)
{
    nn_file_opts o = fuzz_opts();
    nn_jsonl *r = NULL;
    nn_reader *in = NULL;
    nn_json *v = NULL;
    if (nn_reader_memory(&in, p, n, &o, NULL) != NN_OK) return;
    if (nn_jsonl_open_from(&r, in, NULL, &o.alloc, NULL) != NN_OK) return;
    while (nn_jsonl_next(r, &v, NULL) == NN_OK && v) { }
    nn_jsonl_close(r);
}
static void fuzz_yaml(const uint8_t *p, size_t n)
{
    nn_arena a = NN_ZERO;
    nn_json *v = NULL;
    nn_yaml_warning *w = NULL;
    a.alloc = fuzz_hooks();
    if (nn_yaml_parse(&v, &a, (const char *)p, n, NULL, &w, NULL) == NN_OK) fuzz_tree(v, 1);
    nn_arena_free(&a);
}
static void fuzz_npy(const uint8_t *p, size_t n)
{
    nn_file_opts o = fuzz_opts();
    nn_reader *r = NULL;
    nn_tensor t = NN_ZERO;
    nn_npy_parts to = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_buf left = NN_ZERO;
    if (nn_reader_memory(&r, p, n, &o, NULL) != NN_OK) return;
    if (nn_npy_read_from(&t, r, &o.alloc, NULL) == NN_OK) nn_tensor_free(&t);
    nn_reader_close(r);
    if (nn_reader_memory(&r, p, n, &o, NULL) != NN_OK) return;
    to.arrays = &d;
    to.left = &left;
    d.alloc = left.alloc = o.alloc;
    (void)nn_npy_read_parts_from(&to, "a", r, &o.alloc, NULL);
    nn_dict_free(&d);
    nn_buf_free(&left);
    nn_reader_close(r);
}
static void fuzz_npz(const uint8_t *p, size_t n)
{
    nn_file_opts o = fuzz_opts();
    nn_npz *z = NULL;
    size_t i;
    if (nn_npz_memory(&z, p, n, &o, NULL) != NN_OK) return;
    for (i = 0; i < nn_npz_count(z); i++) {
        nn_tensor t = NN_ZERO;
        nn_npy_info info;
        if (nn_npz_info(z, i, &info, NULL) != NN_OK) continue;
        if (nn_npz_get_rows(z, i, 0, info.ndim && info.shape[0] ? 1 : 0, &t, NULL) == NN_OK) nn_tensor_free(&t);
        if (info.bytes < FUZZ_MEMORY / 8 && nn_npz_get(z, i, &t, NULL) == NN_OK) nn_tensor_free(&t);
    }
    nn_npz_close(z);
}
static void fuzz_inflate(const uint8_t *p, size_t n)
{
    int wrap;
    for (wrap = 0; wrap < 3; wrap++) {
        nn_buf b = NN_ZERO;
        size_t used;
        b.alloc = fuzz_hooks();
        (void)nn_inflate(&b, p, n, (nn_deflate_wrap)wrap, FUZZ_MEMORY / 8, &used, NULL);
        nn_buf_free(&b);
    }
    if (n && n < 65536) {                            /* and the other way: what is packed comes back */
        nn_buf b = NN_ZERO, c = NN_ZERO;
        b.alloc = c.alloc = fuzz_hooks();
        FUZZ_CHECK(nn_deflate(&b, p, n, NN_DEFLATE_ZLIB, p[0] % 10, NULL) == NN_OK);
        FUZZ_CHECK(nn_inflate(&c, b.data, b.len, NN_DEFLATE_ZLIB, n, NULL, NULL) == NN_OK && c.len == n && memcmp(c.data, p, n) == 0);
        nn_buf_free(&b);
        nn_buf_free(&c);
    }
}
static void fuzz_pth(const uint8_t *p, size_t n)
{
    nn_pth_opts o = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_buf left = NN_ZERO;
    o.file = fuzz_opts();
    o.no_crc = 1;                                    /* else the corpus ends at the checksums */
    d.alloc = o.file.alloc;
    if (nn_pth_read_memory(&d, p, n, &o, NULL) == NN_OK) (void)nn_pth_state(&d, NULL);
    nn_dict_free(&d);
    left.alloc = o.file.alloc;                       /* and with what it cannot read left out */
    o.file.left = &left;
    (void)nn_pth_read_memory(&d, p, n, &o, NULL);
    nn_dict_free(&d);
    nn_buf_free(&left);
    {                                                /* how far the pickles of an old stream go */
        nn_reader *r = NULL;
        uint64_t head = 0;
        o.file.raw = 1;                              /* not through gzip */
        if (nn_reader_memory(&r, p, n, &o.file, NULL) != NN_OK) return;
        FUZZ_CHECK(nni_pth_head(r, &head, NULL) == NN_OK && head <= n);
        nn_reader_close(r);
    }
}
static void fuzz_safetensors(const uint8_t *p, size_t n)
{
    nn_file_opts o = fuzz_opts();
    nn_dict d = NN_ZERO, m = NN_ZERO;
    nn_buf left = NN_ZERO, places = NN_ZERO;
    int mode;
    d.alloc = m.alloc = o.alloc;
    left.alloc = places.alloc = o.alloc;
    for (mode = 0; mode < 3; mode++) {               /* strictly; foreign items left out; where the values lie */
        o.left = mode ? &left : NULL;
        o.places = mode == 2 ? &places : NULL;
        if (nn_safetensors_read_memory(&d, &m, p, n, &o, NULL) == NN_OK && mode == 2)
            FUZZ_CHECK(places.len == d.count * sizeof(nn_place));
        nn_dict_free(&d);
        nn_dict_free(&m);
        left.len = places.len = 0;
    }
    nn_buf_free(&left);
    nn_buf_free(&places);
}
/* every item of an array, arrays inside it too */
static uint64_t fuzz_gguf_items(nn_gguf_value v)
{
    nn_gguf_value item;
    uint64_t sum = v.u + v.n + (v.type == NN_GGUF_TEXT ? (uint64_t)(unsigned char)v.text[v.n] : 0);
    FUZZ_CHECK(v.type != NN_GGUF_TEXT || !v.text[v.n]);
    while (nn_gguf_item(&v, &item)) sum += fuzz_gguf_items(item);
    return sum;
}
static void fuzz_gguf(const uint8_t *p, size_t n)
{
    nn_file_opts o = fuzz_opts();
    nn_gguf *g = NULL;
    nn_dict d = NN_ZERO;
    nn_buf left = NN_ZERO;
    nn_gguf_value v;
    uint64_t sum = 0;
    size_t i;
    d.alloc = left.alloc = o.alloc;
    if (nn_gguf_memory(&g, p, n, &o, NULL) == NN_OK) {
        for (i = 0; nn_gguf_meta(g, i, &v); i++) sum += fuzz_gguf_items(v);
        FUZZ_CHECK(i == nn_gguf_meta_count(g));
        for (i = 0; nn_gguf_at(g, i); i++) FUZZ_CHECK(strlen(nn_gguf_at(g, i)->name) < n && *nn_gguf_at(g, i)->type);
        nn_gguf_close(g);
        o.left = &left;
        (void)nn_gguf_read_memory(&d, p, n, &o, NULL);
        FUZZ_CHECK(d.count <= i);
    }
    nn_dict_free(&d);
    nn_buf_free(&left);
}
static nn_status fuzz_event(void *ctx, const nn_event *ev)
{
    size_t *sum = (size_t *)ctx, i;
    nn_event_param p = NN_ZERO;
    for (i = 0; i < ev->tag_n; i++) *sum += (unsigned char)ev->tag[i];
    for (i = 0; i < ev->bytes_n; i++) *sum += ev->bytes[i];
    for (i = 0; i < ev->n_bins * 8; i++) *sum += (ev->limits ? ev->limits[i] : 0u) + (ev->counts ? ev->counts[i] : 0u) + (ev->rows ? ev->rows[3 * i] : 0u);
    while (nn_event_param_next(&p, ev, NULL) == NN_OK && p.name) {
        for (i = 0; i < p.name_n; i++) *sum += (unsigned char)p.name[i];
        for (i = 0; i < p.text_n; i++) *sum += (unsigned char)p.text[i];
    }
    return NN_OK;
}
static void fuzz_tfevents(const uint8_t *p, size_t n)
{
    nn_file_opts o = fuzz_opts();
    nn_reader *r = NULL;
    size_t sum = 0;
    uint64_t good = 0;
    uint8_t *copy = (uint8_t *)malloc(n + 1);
    size_t at = 0;
    int k;
    if (!copy) return;
    memcpy(copy, p, n);
    for (k = 0; k < 2; k++) {                        /* as it is, then with the checksums put right so that the inside is reached */
        if (nn_reader_memory(&r, copy, n, &o, NULL) == NN_OK) { (void)nn_events_read_from(r, fuzz_event, &sum, &good, NULL); nn_reader_close(r); }
        while (n - at >= 16) {
            uint64_t len = 0;
            uint32_t c;
            int i;
            copy[at + 2] = copy[at + 3] = copy[at + 4] = copy[at + 5] = copy[at + 6] = copy[at + 7] = 0;
            for (i = 0; i < 8; i++) len |= (uint64_t)copy[at + (size_t)i] << (8 * i);
            if (len > n - at - 16) break;
            c = nn_crc32c(0, copy + at, 8);
            c = ((c >> 15) | (c << 17)) + 0xa282ead8u;
            for (i = 0; i < 4; i++) copy[at + 8 + (size_t)i] = (uint8_t)(c >> (8 * i));
            c = nn_crc32c(0, copy + at + 12, (size_t)len);
            c = ((c >> 15) | (c << 17)) + 0xa282ead8u;
            for (i = 0; i < 4; i++) copy[at + 12 + (size_t)len + (size_t)i] = (uint8_t)(c >> (8 * i));
            at += 16 + (size_t)len;
        }
    }
    free(copy);
}
/* A PNG of any colour type and depth around filtered lines that are given (what is missing of them is 0): b[0] colour and depth, b[1] width,
 * b[2] colours of the palette, b[3] bit 0 transparency, bit 1 two IDAT chunks, bit 2 a text chunk, bits 3.. compression level. */
static nn_status fuzz_png_make(nn_buf *out, const uint8_t b[4], const uint8_t *p, size_t n)
{
    static const uint8_t kind[15][2] = { { 0, 1 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 0, 16 }, { 2, 8 }, { 2, 16 }, { 3, 1 }, { 3, 2 }, { 3, 4 }, { 3, 8 }, { 4, 8 }, { 4, 16 }, { 6, 8 }, { 6, 16 } };
    static const uint8_t channels[7] = { 1, 0, 3, 1, 2, 0, 4 };
    const unsigned color = kind[b[0] % 15][0], depth = kind[b[0] % 15][1];
    uint8_t head[13] = { 0 }, pal[768];
    size_t w = b[1] % 40u + 1, line = (w * channels[color] * depth + 7) / 8 + 1, h = n / line + 1, i, half, colours = b[2] % (depth < 8 ? (size_t)1 << depth : 256) + 1;
    nn_buf raw = NN_ZERO, z = NN_ZERO;
    nn_status s;
    raw.alloc = z.alloc = out->alloc;
    nni_put_be32(head, (uint32_t)w);
    nni_put_be32(head + 4, (uint32_t)h);
    head[8] = (uint8_t)depth;
    head[9] = (uint8_t)color;
    for (i = 0; i < sizeof pal; i++) pal[i] = (uint8_t)(i * 37);
    s = nn_buf_reserve(&raw, line * h, NULL);
    if (s == NN_OK) { memset(raw.data, 0, line * h); if (n) memcpy(raw.data, p, n); raw.len = line * h; for (i = 0; i < h; i++) raw.data[i * line] %= 5; }
    if (s == NN_OK) s = nn_deflate(&z, raw.data, raw.len, NN_DEFLATE_ZLIB, b[3] >> 3 & 7, NULL);
    if (s == NN_OK) s = nn_buf_put(out, "\x89PNG\r\n\x1a\n", 8, NULL);
    if (s == NN_OK) s = nni_png_chunk(out, "IHDR", head, 13, NULL);
    if (s == NN_OK && b[3] & 4) s = nni_png_chunk(out, "tEXt", "a\0b", 3, NULL);
    if (s == NN_OK && color == 3) s = nni_png_chunk(out, "PLTE", pal, 3 * colours, NULL);
    if (s == NN_OK && b[3] & 1) s = nni_png_chunk(out, "tRNS", color == 3 ? pal : (const uint8_t *)"\0\0\0\0\0\0", color == 3 ? (colours + 1) / 2 : color == 2 ? 6 : 2, NULL);
    half = b[3] & 2 ? z.len / 2 : z.len;
    if (s == NN_OK) s = nni_png_chunk(out, "IDAT", z.data, half, NULL);
    if (s == NN_OK && half < z.len) s = nni_png_chunk(out, "IDAT", z.data + half, z.len - half, NULL);
    if (s == NN_OK) s = nni_png_chunk(out, "IEND", "", 0, NULL);
    nn_buf_free(&raw);
    nn_buf_free(&z);
    return s;
}
static void fuzz_png(const uint8_t *p, size_t n)
{
    nn_alloc a = fuzz_hooks();
    nn_tensor t = NN_ZERO;
    uint8_t *copy = (uint8_t *)malloc(n + 1);
    size_t at = 8;
    int k;
    if (!copy) return;
    memcpy(copy, p, n);
    for (k = 0; k < 2; k++) {
        if (nn_png_decode(&t, copy, n, &a, NULL) == NN_OK) nn_tensor_free(&t);
        while (n > at && n - at >= 12) {             /* right checksums for the second round */
            size_t len = (size_t)copy[at] << 24 | (size_t)copy[at + 1] << 16 | (size_t)copy[at + 2] << 8 | copy[at + 3];
            uint32_t c;
            if (len > n - at - 12) break;
            c = nn_crc32(0, copy + at + 4, len + 4);
            copy[at + 8 + len] = (uint8_t)(c >> 24); copy[at + 9 + len] = (uint8_t)(c >> 16); copy[at + 10 + len] = (uint8_t)(c >> 8); copy[at + 11 + len] = (uint8_t)c;
            at += 12 + len;
        }
    }
    free(copy);
    if (n >= 4) {                                    /* and the input as lines of an image that is right in all else */
        nn_buf b = NN_ZERO;
        nn_status s;
        b.alloc = a;
        FUZZ_CHECK(fuzz_png_make(&b, p, p + 4, n < 4096 ? n - 4 : 4092) == NN_OK);
        s = nn_png_decode(&t, b.data, b.len, &a, NULL);
        FUZZ_CHECK(s == NN_OK || s == NN_E_FORMAT);  /* transparency beside an alpha channel, or a colour outside the palette */
        nn_buf_free(&b);
        if (s == NN_OK && t.dtype == NN_U8) {        /* written and read again: the same pixels */
            nn_tensor u = NN_ZERO;
            FUZZ_CHECK(nn_png_encode(&b, &t, p[3] % 10, NULL) == NN_OK && nn_png_decode(&u, b.data, b.len, &a, NULL) == NN_OK);
            FUZZ_CHECK(nn_tensor_bytes(&u) == nn_tensor_bytes(&t) && memcmp(u.data, t.data, nn_tensor_bytes(&t)) == 0);
            nn_tensor_free(&u);
            nn_buf_free(&b);
        }
        if (s == NN_OK) nn_tensor_free(&t);
    }
}
static void fuzz_idx(const uint8_t *p, size_t n)
{
    nn_file_opts o = fuzz_opts();
    nn_reader *r = NULL;
    nn_tensor t = NN_ZERO;
    if (nn_reader_memory(&r, p, n, &o, NULL) != NN_OK) return;
    if (nn_idx_read_from(&t, r, &o.alloc, NULL) == NN_OK) nn_tensor_free(&t);
    nn_reader_close(r);
}
typedef struct fuzz_target { const char *name; void (*run)(const uint8_t *p, size_t n); } fuzz_target;
static const fuzz_target fuzz_targets[] = {
    { "num", fuzz_num }, { "csv", fuzz_csv }, { "json", fuzz_json }, { "jsonl", fuzz_jsonl }, { "yaml", fuzz_yaml }, { "npy", fuzz_npy }, { "npz", fuzz_npz },
    { "inflate", fuzz_inflate }, { "pth", fuzz_pth }, { "safetensors", fuzz_safetensors }, { "gguf", fuzz_gguf }, { "idx", fuzz_idx },
    { "tfevents", fuzz_tfevents }, { "png", fuzz_png },
};
/* one input through one target, with the two promises that hold for all */
static void fuzz_run(const fuzz_target *t, const uint8_t *p, size_t n)
{
    fuzz_h.live = fuzz_h.peak = 0;
    t->run(p, n);
    FUZZ_CHECK(fuzz_h.live == 0);
    if (n <= (size_t)1 << 20) FUZZ_CHECK(fuzz_h.peak <= FUZZ_MEMORY);
}
#endif
