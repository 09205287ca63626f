/* tests/interop/bin_peer.c - the small driver of test_bin.py: bin_peer VERB ARGUMENTS; status 1 and the message on failure */
#define NN_IMPLEMENTATION
#include "../../nn_fmt.h"

static nn_error e = NN_ZERO;
static int fail(void) { puts(e.msg); return 1; }
static nn_status each(void *ctx, const nn_event *v)
{
    (void)ctx;
    printf("%d %.*s %lld %.9g", (int)v->kind, (int)v->tag_n, v->tag, (long long)v->step, v->value);
    if (v->kind == NN_EVENT_HISTOGRAM) printf(" %zu %.9g", v->n_bins, v->num);
    if (v->kind == NN_EVENT_TEXT || v->kind == NN_EVENT_VERSION) printf(" %.*s", (int)v->bytes_n, (const char *)v->bytes);
    if (v->kind == NN_EVENT_IMAGE) printf(" %lldx%lld %zu", (long long)v->width, (long long)v->height, v->bytes_n);
    puts("");
    return NN_OK;
}
static int events(const char *path)
{
    nn_events *ev;
    nn_tensor img = NN_ZERO, t = NN_ZERO;
    nn_dict hp = NN_ZERO;
    const char *metric = "loss";
    size_t shape[3] = { 5, 7, 3 }, i;
    float x[1000];
    for (i = 0; i < 1000; i++) x[i] = (float)i / 10;
    if (nn_tensor_make(&img, NN_U8, 3, shape, NULL, &e)) return fail();
    for (i = 0; i < 105; i++) nn_u8(&img)[i] = (uint8_t)(i * 2);
    if (nn_tensor_scalar_f64(&t, 0.01, NULL, &e) || nn_dict_put(&hp, "lr", &t, &e) || nn_tensor_scalar_text(&t, "adam", NULL, &e) || nn_dict_put(&hp, "opt", &t, &e)) return fail();
    if (nn_events_open(&ev, path, 1.0, NULL, &e)) return fail();
    for (i = 0; i < 10; i++) if (nn_events_scalar(ev, "loss", 1.0 / (double)(i + 1), (int64_t)i, 2.0 + (double)i, &e)) return fail();
    if (nn_events_histogram(ev, "w", x, 1000, 0, 3, 4.0, &e) || nn_events_image(ev, "img", &img, 4, 5.0, &e) || nn_events_text(ev, "note", "**hi** \xC3\xA9", 5, 6.0, &e)
        || nn_events_hparams(ev, &hp, &metric, 1, 7.0, &e) || nn_events_close(ev, &e)) return fail();
    nn_tensor_free(&img);
    nn_dict_free(&hp);
    return 0;
}
int main(int argc, char **argv)
{
    const char *verb = argc > 2 ? argv[1] : "", *in = argc > 2 ? argv[2] : "", *out = argc > 3 ? argv[3] : "", *arg = argc > 4 ? argv[4] : "0";
    nn_dict d = NN_ZERO, m = NN_ZERO;
    nn_buf b = NN_ZERO, z = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_pth_opts po = NN_ZERO;
    nn_deflate_wrap wrap = strchr(arg, 'g') ? NN_DEFLATE_GZIP : strchr(arg, 'r') ? NN_DEFLATE_RAW : NN_DEFLATE_ZLIB;
    nn_file_opts raw = NN_ZERO;
    nn_status s = NN_E_ARG;
    raw.raw = 1;
    po.separator = '/';
    if (strcmp(verb, "npz") == 0) { s = nn_npz_read(&d, in, NULL, &e); if (s == NN_OK) s = nn_npz_write(out, &d, atoi(arg), NULL, &e); }
    else if (strcmp(verb, "npy") == 0) { s = nn_npy_read(&t, in, NULL, &e); if (s == NN_OK) s = nn_npy_write(out, &t, NULL, &e); }
    else if (strcmp(verb, "pth") == 0) { s = nn_pth_read(&d, in, &po, &e); if (s == NN_OK) s = nn_pth_write(out, &d, &po, &e); }
    else if (strcmp(verb, "pthflat") == 0) { s = nn_pth_read(&d, in, NULL, &e); if (s == NN_OK) s = nn_pth_write(out, &d, NULL, &e); }
    else if (strcmp(verb, "pthst") == 0) { s = nn_pth_read(&d, in, NULL, &e); if (s == NN_OK) s = nn_safetensors_write(out, &d, NULL, NULL, &e); }
    else if (strcmp(verb, "st") == 0) { s = nn_safetensors_read(&d, &m, in, NULL, &e); if (s == NN_OK) s = nn_safetensors_write(out, &d, &m, NULL, &e); }
    else if (strcmp(verb, "deflate") == 0) { s = nn_file_read(&b, in, &raw, &e); if (s == NN_OK) s = nn_deflate(&z, b.data, b.len, wrap, atoi(arg), &e); if (s == NN_OK) s = nn_file_write(out, z.data, z.len, NULL, &e); }
    else if (strcmp(verb, "inflate") == 0) { s = nn_file_read(&b, in, &raw, &e); if (s == NN_OK) s = nn_inflate(&z, b.data, b.len, wrap, 0, NULL, &e); if (s == NN_OK) s = nn_file_write(out, z.data, z.len, NULL, &e); }
    else if (strcmp(verb, "gunzip") == 0) { s = nn_file_read(&b, in, NULL, &e); if (s == NN_OK) s = nn_file_write(out, b.data, b.len, NULL, &e); }
    else if (strcmp(verb, "png") == 0) { s = nn_png_read(&t, in, NULL, &e); if (s == NN_OK && strstr(out, ".npy")) s = nn_npy_write(out, &t, NULL, &e); else if (s == NN_OK) s = nn_png_write(out, &t, atoi(arg), NULL, &e); }
    else if (strcmp(verb, "topng") == 0) { s = nn_npy_read(&t, in, NULL, &e); if (s == NN_OK) s = nn_png_write(out, &t, atoi(arg), NULL, &e); }
    else if (strcmp(verb, "events") == 0) return events(in);
    else if (strcmp(verb, "readevents") == 0) s = nn_events_read(in, each, NULL, NULL, &e);
    nn_dict_free(&d);
    nn_dict_free(&m);
    nn_buf_free(&b);
    nn_buf_free(&z);
    nn_tensor_free(&t);
    return s == NN_OK ? 0 : fail();
}
