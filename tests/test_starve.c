/* tests/test_starve.c - nn_fmt.h: the k-th allocation fails, for every k, in every reader and writer of files: NN_E_NOMEM, nothing leaks, no
 * temporary file stays, the old file is untouched, and the outputs are as before. (What reads from memory is in the tests of the formats.) */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include "bin_test.h"

static nn_dict dict;                                   /* what is written: f32 [40,30], i64 [5], text */
static nn_tensor img;
static const unsigned char *text;                      /* 40,000 bytes that compress */
static const size_t text_n = 40000;

typedef nn_status (*starve_fn)(const nn_alloc *a, nn_error *e);
static nn_file_opts with(const nn_alloc *a) { nn_file_opts o = NN_ZERO; o.alloc = *a; o.no_sync = 1; return o; }
static void starve(const char *what, starve_fn f, const char *file)
{
    long k, refused = 0;
    for (k = 1; k < 3000; k++) {
        test_heap h = NN_ZERO;
        nn_alloc a = test_heap_hooks(&h);
        nn_error e = NN_ZERO;
        nn_status s;
        nn_buf was = NN_ZERO, is = NN_ZERO;
        size_t files = bin_count();
        nn_file_opts raw = NN_ZERO;
        raw.raw = 1;
        if (file) { CHECK_OK(nn_file_write(bin_path(file), "old", 3, NULL, &e), e); files = bin_count(); (void)nn_file_read(&was, bin_path(file), &raw, NULL); }
        h.fail_at = k;
        s = f(&a, &e);
        CHECK_MSG(h.live == 0 && h.bytes == 0, "%s: allocation %ld failed: %ld blocks, %ld bytes are held", what, k, h.live, h.bytes);
        CHECK_MSG(bin_count() == files || s == NN_OK, "%s: allocation %ld failed: a file was left", what, k);
        if (s != NN_OK && file) {
            (void)nn_file_read(&is, bin_path(file), &raw, NULL);
            CHECK_MSG(is.len == was.len && memcmp(is.data, was.data, was.len) == 0, "%s: allocation %ld failed: the old file changed", what, k);
        }
        nn_buf_free(&was);
        nn_buf_free(&is);
        if (s == NN_OK) { CHECK_MSG(h.calls < k || refused, "%s succeeds without memory", what); break; }
        refused++;
        CHECK_MSG(s == NN_E_NOMEM && e.status == s && e.msg[0], "%s: allocation %ld failed: expected NN_E_NOMEM and a message, got %s '%s'", what, k, nn_status_name(s), e.msg);
        if (s != NN_E_NOMEM) break;
    }
    CHECK_MSG(k < 3000, "%s never ran to its end", what);
    if (file) (void)nn_file_remove(bin_path(file), NULL, NULL);
}
/* [IO] */
static nn_status file_read(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); nn_buf b = NN_ZERO; nn_status s; b.alloc = *a; s = nn_file_read(&b, bin_path("t.gz"), &o, e); CHECK(s != NN_OK || b.len == text_n); nn_buf_free(&b); return s; }
static nn_status file_write(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); return nn_file_write(bin_path("out"), text, text_n, &o, e); }
static nn_status file_write_gz(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); o.gzip = 6; return nn_file_write(bin_path("out"), text, text_n, &o, e); }
static nn_status writer_memory(const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = with(a);
    nn_buf b = NN_ZERO;
    nn_writer *w;
    nn_status s;
    b.alloc = *a;
    s = nn_writer_memory(&w, &b, &o, e);
    if (s == NN_OK) {
        s = nn_writer_put(w, text, text_n, e);
        if (s == NN_OK) s = nn_writer_commit(w, e); else nn_writer_abort(w);
    }
    CHECK(s == NN_OK || b.len == 0);
    nn_buf_free(&b);
    return s;
}
static nn_status reader_peek(const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = with(a);
    nn_reader *r;
    const unsigned char *p;
    size_t n;
    nn_status s = nn_reader_open(&r, bin_path("t.gz"), &o, e);
    if (s != NN_OK) return s;
    s = nn_reader_peek(r, 39000, &p, &n, e);
    if (s == NN_OK) nn_reader_take(r, n);
    if (s == NN_OK) s = nn_reader_peek(r, 1, &p, &n, e);
    nn_reader_close(r);
    return s;
}
static nn_status append(const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = with(a);
    nn_append *f;
    nn_status s = nn_append_open(&f, bin_path("grows"), 2, &o, e);     /* one byte is cut off */
    if (s != NN_OK) return s;
    s = nn_append_put(f, "de", 2, e);
    if (s == NN_OK) return nn_append_close(f, e);
    (void)nn_append_close(f, NULL);
    return s;
}
static nn_status journal(const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = with(a);
    nn_journal *j;
    nn_status s = nn_journal_open(&j, bin_path("log"), NULL, NULL, &o, e);
    if (s != NN_OK) return s;
    s = nn_journal_put(j, (const char *)text, 3000, e);
    if (s == NN_OK) return nn_journal_close(j, e);
    (void)nn_journal_close(j, NULL);
    return s;
}
static nn_status folders(const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = with(a);
    nn_buf b = NN_ZERO;
    size_t n = 77;
    nn_lock *l = NULL;
    nn_status s;
    b.alloc = *a;
    s = nn_dir_list(&b, &n, bin_dir(), &o, e);
    nn_buf_free(&b);
    if (s == NN_OK) s = nn_dir_make(bin_path("d/e"), &o, e);
    (void)remove(bin_path("d/e")); (void)remove(bin_path("d"));
    if (s == NN_OK) s = nn_dir_clean(bin_dir(), &o, e);
    if (s == NN_OK) s = nn_lock_open(&l, bin_dir(), &o, e);
    if (s == NN_OK) nn_lock_close(l);
    (void)remove(bin_path(".lock"));
    return s;
}
/* [DEFLATE] [ZIP] [NPY] */
static nn_status deflate(const nn_alloc *a, nn_error *e) { nn_buf b = NN_ZERO; nn_status s; b.alloc = *a; s = nn_deflate(&b, text, text_n, NN_DEFLATE_ZLIB, 6, e); CHECK(s == NN_OK || b.len == 0); nn_buf_free(&b); return s; }
static nn_status npy_read(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); nn_tensor t = NN_ZERO; nn_status s = nn_npy_read(&t, bin_path("t.npy"), &o, e); nn_tensor_free(&t); return s; }
static nn_status npy_write(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); return nn_npy_write(bin_path("out"), &dict.items[0].value, &o, e); }
static nn_status npy_header(const nn_alloc *a, nn_error *e) { nn_buf b = NN_ZERO; nn_status s; b.alloc = *a; s = nn_npy_header(&b, &dict.items[0].value, e); nn_buf_free(&b); return s; }
static nn_status idx_read(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); nn_tensor t = NN_ZERO; nn_status s = nn_idx_read(&t, bin_path("t.idx"), &o, e); nn_tensor_free(&t); return s; }
static nn_status idx_write(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); return nn_idx_write(bin_path("out"), &img, &o, e); }
static nn_status npz_read_file(const nn_alloc *a, nn_error *e, const char *f) { nn_file_opts o = with(a); nn_dict d = NN_ZERO; nn_status s; d.alloc = *a; s = nn_npz_read(&d, bin_path(f), &o, e); CHECK(s == NN_OK || d.count == 0); nn_dict_free(&d); return s; }
static nn_status npz_read(const nn_alloc *a, nn_error *e) { return npz_read_file(a, e, "t.npz"); }
static nn_status npz_read_packed(const nn_alloc *a, nn_error *e) { return npz_read_file(a, e, "z.npz"); }
static nn_status npz_rows(const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = with(a);
    nn_npz *z;
    nn_tensor t = NN_ZERO;
    nn_status s = nn_npz_open(&z, bin_path("z.npz"), &o, e);
    if (s != NN_OK) return s;
    s = nn_npz_get_rows(z, 0, 10, 5, &t, e);
    nn_tensor_free(&t);
    if (s == NN_OK) s = nn_npz_get_items(z, 0, 17, 100, &t, e);
    nn_tensor_free(&t);
    nn_npz_close(z);
    if (s == NN_OK) s = nn_npz_open(&z, bin_path("t.npz"), &o, e);
    if (s != NN_OK) return s;
    s = nn_npz_map(z, 0, &t, e);
    nn_tensor_free(&t);
    nn_npz_close(z);
    return s;
}
static nn_status npz_write(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); return nn_npz_write(bin_path("out"), &dict, 6, &o, e); }
static nn_status npz_append(const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = with(a);
    nn_npz_writer *w;
    nn_status s;
    nn_buf b = NN_ZERO;
    nn_error e2;
    (void)nn_file_read(&b, bin_path("t.npz"), NULL, &e2);
    (void)nn_file_write(bin_path("more.npz"), b.data, b.len, NULL, &e2);
    nn_buf_free(&b);
    s = nn_npz_create(&w, bin_path("more.npz"), 1, &o, e);
    if (s == NN_OK && (s = nn_npz_put(w, "another", &dict.items[0].value, 1, e)) != NN_OK) nn_npz_abort(w);
    else if (s == NN_OK) s = nn_npz_commit(w, e);
    (void)nn_file_remove(bin_path("more.npz"), NULL, NULL);
    return s;
}
/* [PTH] [SAFETENSORS] */
static nn_status pth_read(const nn_alloc *a, nn_error *e) { nn_pth_opts o = NN_ZERO; nn_dict d = NN_ZERO; nn_status s; o.file = with(a); d.alloc = *a; s = nn_pth_read(&d, bin_path("t.pth"), &o, e); if (s == NN_OK) s = nn_pth_state(&d, e); nn_dict_free(&d); return s; }
static nn_status pth_write(const nn_alloc *a, nn_error *e) { nn_pth_opts o = NN_ZERO; o.file = with(a); return nn_pth_write(bin_path("out"), &dict, &o, e); }
static nn_status pth_write_nested(const nn_alloc *a, nn_error *e) { nn_pth_opts o = NN_ZERO; o.file = with(a); o.separator = '.'; return nn_pth_write(bin_path("out"), &dict, &o, e); }
static nn_status st_read(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); nn_dict d = NN_ZERO, m = NN_ZERO; nn_status s; d.alloc = m.alloc = *a; s = nn_safetensors_read(&d, &m, bin_path("t.st"), &o, e); nn_dict_free(&d); nn_dict_free(&m); return s; }
static nn_dict floats, meta;
static nn_status st_write(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); return nn_safetensors_write(bin_path("out"), &floats, &meta, &o, e); }
/* [EVENTS] [PNG] */
static nn_status count_event(void *ctx, const nn_event *v) { ++*(size_t *)ctx; (void)v; return NN_OK; }
static nn_status events_read(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); size_t n = 0; nn_status s = nn_events_read(bin_path("t.ev"), count_event, &n, &o, e); CHECK(s != NN_OK || n >= 5); return s; }
static nn_status events_to(const char *path, const nn_file_opts *o, nn_error *e)
{
    static const char *metric = "loss";
    static const float x[5] = { 1, 2, 3, -4, 5 };
    nn_events *ev;
    nn_status s = nn_events_open(&ev, path, 1.0, o, e);
    if (s != NN_OK) return s;
    s = nn_events_scalar(ev, "loss", 0.5, 1, 2.0, e);
    if (s == NN_OK) s = nn_events_histogram(ev, "w", x, 5, 0, 1, 2.0, e);
    if (s == NN_OK) s = nn_events_image(ev, "i", &img, 1, 2.0, e);
    if (s == NN_OK) s = nn_events_text(ev, "t", "a text", 1, 2.0, e);
    if (s == NN_OK) s = nn_events_hparams(ev, &meta, &metric, 1, 2.0, e);
    if (s == NN_OK) return nn_events_close(ev, e);
    (void)nn_events_close(ev, NULL);
    return s;
}
static nn_status events_write(const nn_alloc *a, nn_error *e)
{
    nn_file_opts o = with(a);
    return events_to(bin_path("new.ev"), &o, e);
}
static nn_status png_read(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); nn_tensor t = NN_ZERO; nn_status s = nn_png_read(&t, bin_path("t.png"), &o, e); nn_tensor_free(&t); return s; }
static nn_status png_write(const nn_alloc *a, nn_error *e) { nn_file_opts o = with(a); return nn_png_write(bin_path("out"), &img, 6, &o, e); }

static void inputs(void)
{
    nn_tensor t = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, shape[3] = { 30, 20, 3 };
    nn_file_opts gz = NN_ZERO;
    unsigned char *b = (unsigned char *)malloc(text_n);
    CHECK(b != NULL);
    if (!b) return;
    for (i = 0; i < text_n; i++) b[i] = (unsigned char)("abcdefgh"[(i * i / 11) % 8]);
    text = b;
    CHECK_OK(nn_tensor_make2(&t, NN_F32, 40, 30, NULL, &e), e);
    for (i = 0; i < 1200; i++) nn_f32(&t)[i] = (float)i;
    CHECK_OK(nn_dict_put(&dict, "model.w", &t, &e), e);
    CHECK_OK(nn_tensor_make2(&t, NN_F32, 3, 3, NULL, &e), e); CHECK_OK(nn_dict_put(&floats, "w", &t, &e), e);
    CHECK_OK(nn_tensor_make1(&t, NN_F16, 3, NULL, &e), e); CHECK_OK(nn_dict_put(&floats, "b", &t, &e), e);
    CHECK_OK(nn_tensor_make1(&t, NN_I64, 5, NULL, &e), e);
    CHECK_OK(nn_dict_put(&dict, "steps", &t, &e), e);
    CHECK_OK(nn_tensor_scalar_text(&t, "adam", NULL, &e), e); CHECK_OK(nn_dict_put(&dict, "opt.name", &t, &e), e);
    CHECK_OK(nn_tensor_scalar_text(&t, "adam", NULL, &e), e); CHECK_OK(nn_dict_put(&meta, "optimizer", &t, &e), e);
    CHECK_OK(nn_tensor_make(&img, NN_U8, 3, shape, NULL, &e), e);
    for (i = 0; i < 1800; i++) nn_u8(&img)[i] = (unsigned char)(i * 7);
    gz.gzip = 6;
    CHECK_OK(nn_file_write(bin_path("t.gz"), text, text_n, &gz, &e), e);
    CHECK_OK(nn_npy_write(bin_path("t.npy"), &dict.items[0].value, NULL, &e), e);
    CHECK_OK(nn_idx_write(bin_path("t.idx"), &img, NULL, &e), e);
    CHECK_OK(nn_npz_write(bin_path("t.npz"), &dict, 0, NULL, &e), e);
    CHECK_OK(nn_npz_write(bin_path("z.npz"), &dict, 6, NULL, &e), e);
    CHECK_OK(nn_pth_write(bin_path("t.pth"), &dict, NULL, &e), e);
    CHECK_OK(nn_safetensors_write(bin_path("t.st"), &floats, &meta, NULL, &e), e);
    CHECK_OK(events_to(bin_path("t.ev"), NULL, &e), e);
    CHECK_OK(nn_png_write(bin_path("t.png"), &img, 6, NULL, &e), e);
    CHECK_OK(nn_file_write(bin_path("grows"), "abc", 3, NULL, &e), e);
    CHECK_OK(nn_file_write(bin_path("log"), "", 0, NULL, &e), e);
    CHECK_OK(nn_file_write(bin_path("new.ev"), "", 0, NULL, &e), e);
}
static void files(void)
{
    starve("nn_file_read", file_read, NULL);
    starve("nn_file_write", file_write, "out");
    starve("nn_file_write, gzip", file_write_gz, "out");
    starve("nn_writer_memory", writer_memory, NULL);
    starve("nn_reader_peek", reader_peek, NULL);
    starve("nn_append", append, NULL);
    starve("nn_journal", journal, NULL);
    starve("nn_dir, nn_lock", folders, NULL);
}
static void arrays(void)
{
    starve("nn_deflate", deflate, NULL);
    starve("nn_npy_read", npy_read, NULL);
    starve("nn_npy_write", npy_write, "out");
    starve("nn_npy_header", npy_header, NULL);
    starve("nn_idx_read", idx_read, NULL);
    starve("nn_idx_write", idx_write, "out");
    starve("nn_npz_read", npz_read, NULL);
    starve("nn_npz_read, deflated", npz_read_packed, NULL);
    starve("nn_npz_get_rows, _items, _map", npz_rows, NULL);
    starve("nn_npz_write", npz_write, "out");
    starve("nn_npz_create, append", npz_append, NULL);
}
static void checkpoints(void)
{
    starve("nn_pth_read", pth_read, NULL);
    starve("nn_pth_write", pth_write, "out");
    starve("nn_pth_write, levels", pth_write_nested, "out");
    starve("nn_safetensors_read", st_read, NULL);
    starve("nn_safetensors_write", st_write, "out");
}
static void events_and_images(void)
{
    starve("nn_events_read", events_read, NULL);
    starve("nn_events writing", events_write, NULL);
    starve("nn_png_read", png_read, NULL);
    starve("nn_png_write", png_write, "out");
}
int main(void)
{
    static const char *made[] = { "t.gz", "t.npy", "t.idx", "t.npz", "z.npz", "t.pth", "t.st", "t.ev", "t.png", "grows", "log", "out", "new.ev" };
    size_t i;
    RUN(inputs);
    RUN(files);
    RUN(arrays);
    RUN(checkpoints);
    RUN(events_and_images);
    for (i = 0; i < sizeof made / sizeof *made; i++) (void)nn_file_remove(bin_path(made[i]), NULL, NULL);
    nn_dict_free(&dict);
    nn_dict_free(&floats);
    nn_dict_free(&meta);
    nn_tensor_free(&img);
    { void *p; memcpy(&p, &text, sizeof p); free(p); }
    bin_done();
    return test_report();
}
