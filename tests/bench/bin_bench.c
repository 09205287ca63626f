/* tests/bench/bin_bench.c - for peers_bin.py; one thread, CPU time (user and system), the best of several rounds.
 *   bin_bench [WORD...]           inflate and deflate beside zlib and libdeflate in this process, in turn, into memory that is there already; one JSON
 *                                 object per line, ratio = peer / ours (above 1: ours is faster); needs -DBIN_PEERS -lz -ldeflate
 *   bin_bench do WHAT IN [OUT]    seconds for one piece of work: read (plain read(2) of the file), npz, st, pth, png (reading IN), stw, pthw,
 *                                 pngw (reading IN, timing the writing of OUT); npzmake OUT MIB writes a stored NPZ of that size */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../../nn_fmt.h"
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#ifdef BIN_PEERS
#include <libdeflate.h>
#include <zlib.h>
#endif
#define SIZE ((size_t)6 << 20)
#define ROUNDS 7
static double now(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec; }
static int work(const char *what, const char *in, const char *out)
{
    nn_error e = NN_ZERO;
    nn_status s = NN_OK;
    double best = 1e9, t;
    int i;
    nn_file_opts o = NN_ZERO;
    nn_pth_opts po = NN_ZERO;
    o.no_sync = po.file.no_sync = 1;
    if (strcmp(what, "npzmake") == 0) {
        nn_npz_writer *w;
        size_t shape[2] = { 0, 1024 }, k;
        float row[1024];
        shape[0] = (size_t)atol(out) * 256;
        for (k = 0; k < 1024; k++) row[k] = (float)k / 7;
        s = nn_npz_create(&w, in, 0, &o, &e);
        if (s == NN_OK) s = nn_npz_begin(w, "x", NN_F32, 2, shape, 0, &e);
        for (k = 0; k < shape[0] && s == NN_OK; k++) { row[0] = (float)k; s = nn_npz_rows(w, row, sizeof row, &e); }
        if (s == NN_OK) s = nn_npz_end(w, &e);
        if (s == NN_OK) s = nn_npz_commit(w, &e);
        if (s != NN_OK) fprintf(stderr, "bin_bench: %s\n", e.msg);
        return s != NN_OK;
    }
    for (i = 0; i < 4 && s == NN_OK; i++) {
        nn_dict d = NN_ZERO;
        nn_tensor img = NN_ZERO;
        t = now();
        if (strcmp(what, "read") == 0) {
            int f = open(in, O_RDONLY);
            off_t n = lseek(f, 0, SEEK_END), k = 0;
            char *p = (char *)malloc((size_t)n + 1);
            (void)lseek(f, 0, SEEK_SET);
            while (p && k < n) { ssize_t got = read(f, p + k, (size_t)(n - k)); if (got <= 0) break; k += got; }
            (void)close(f);
            if (k != n) s = NN_E_IO;
            free(p);
        } else if (strcmp(what, "npz") == 0) s = nn_npz_read(&d, in, &o, &e);
        else if (strncmp(what, "st", 2) == 0) s = nn_safetensors_read(&d, NULL, in, &o, &e);
        else if (strncmp(what, "pth", 3) == 0) s = nn_pth_read(&d, in, &po, &e);
        else if (strncmp(what, "png", 3) == 0) s = nn_png_read(&img, in, &o, &e);
        else s = NN_E_ARG;
        if (s == NN_OK && out) {
            t = now();
            if (what[0] == 's') s = nn_safetensors_write(out, &d, NULL, &o, &e);
            else if (what[1] == 't') s = nn_pth_write(out, &d, &po, &e);
            else s = nn_png_write(out, &img, 6, &o, &e);
        }
        t = now() - t;
        if (t < best) best = t;
        nn_dict_free(&d);
        nn_tensor_free(&img);
    }
    if (s != NN_OK) { fprintf(stderr, "bin_bench: %s %s\n", nn_status_name(s), e.msg); return 1; }
    printf("%.9f\n", best);
    return 0;
}
#ifdef BIN_PEERS
static uint64_t seed = 7;
static uint32_t rnd(void) { seed = seed * 6364136223846793005u + 1442695040888963407u; return (uint32_t)(seed >> 32); }
static double uni(void) { return rnd() / 4294967296.0; }
static double normal(void) { double a = -6; int i; for (i = 0; i < 12; i++) a += uni(); return a; }
static const char *kinds[] = { "csv", "json", "text", "f32", "f32_relu", "f16", "i32_tokens", "zeros", "random", "pixels" };
static void fill(unsigned char *p, size_t kind)
{
    static const char *word[] = { "the ", "loss ", "of ", "a ", "network ", "is ", "trained ", "to ", "sort ", "in ", "every ", "layer, ", "and ", "weights ", "that ", "increase. " };
    size_t i = 0;
    char b[400];
    while (i < SIZE) {
        size_t n = 0, k;
        uint32_t u;
        float f;
        switch (kind) {
        case 0: for (k = 0; k < 8; k++) n += (size_t)snprintf(b + n, 40, k < 6 ? "%.6f," : k == 6 ? "%.0f," : "%.0f\n", k < 6 ? normal() : k == 6 ? uni() * 1000 : uni() * 10); break;
        case 1: n = (size_t)snprintf(b, sizeof b, "{\"id\": %u, \"accuracy\": %.4f, \"pattern\": \"sorted_descending\", \"tokens\": [%u, %u, %u, %u], \"ok\": %s}\n",
                                     rnd() % 100000, uni(), rnd() % 10, rnd() % 10, rnd() % 10, rnd() % 10, rnd() & 1 ? "true" : "false"); break;
        case 2: for (k = 0; k < 20; k++) n += (size_t)snprintf(b + n, 20, "%s", word[(rnd() & rnd()) >> 28]); break;
        case 3: f = (float)(normal() * 0.05); memcpy(b, &f, n = 4); break;
        case 4: f = (float)(normal() * 0.5); if (f < 0.4f) f = 0; memcpy(b, &f, n = 4); break;
        case 5: u = nn_f32_to_f16((float)(normal() * 0.05)); memcpy(b, &u, n = 2); break;
        case 6: u = rnd() % 1000; memcpy(b, &u, n = 4); break;
        case 7: b[0] = 0; n = 1; break;
        case 8: u = rnd(); memcpy(b, &u, n = 4); break;
        default: for (k = 0; k < 28; k++) b[n++] = k < 6 || k > 20 ? 0 : (char)(rnd() % 3 ? 255 : rnd() >> 24); break;
        }
        if (n > SIZE - i) n = SIZE - i;
        memcpy(p + i, b, n);
        i += n;
    }
}
static int wanted(int argc, char **argv, const char *name) { int i; for (i = 1; i < argc; i++) if (strstr(name, argv[i])) return 1; return argc < 2; }
static void say(const char *name, const char *kind, const char *peer, size_t in, size_t out, size_t peer_out, double ours, double theirs)
{
    printf("{\"name\": \"%s\", \"kind\": \"%s\", \"threads\": 1, \"isa\": \"%s\", \"peer\": \"%s\", \"ours_mb_s\": %.0f, \"peer_mb_s\": %.0f, \"ratio\": %.2f", name, kind, nn_isa_name(), peer, (double)in / ours / 1e6, (double)in / theirs / 1e6, theirs / ours);
    if (peer_out) printf(", \"size_ratio\": %.4f", (double)out / (double)peer_out);
    puts("}");
    fflush(stdout);
}
#define TIME(best, code) do { double t_ = now(); code; t_ = now() - t_; if (t_ < (best)) (best) = t_; } while (0)
#define MUST(c) do { if (!(c)) { fprintf(stderr, "bin_bench: %s failed\n", #c); exit(1); } } while (0)
static int beside(int argc, char **argv)
{
    unsigned char *data = (unsigned char *)malloc(SIZE), *packed = (unsigned char *)malloc(SIZE * 2), *out = (unsigned char *)malloc(SIZE * 2);
    struct libdeflate_decompressor *ld = libdeflate_alloc_decompressor();
    struct libdeflate_compressor *lc = libdeflate_alloc_compressor(6);
    nn_buf b = NN_ZERO;
    size_t k, got;
    int r, wrap;
    MUST(data && packed && out && ld && lc && nn_buf_reserve(&b, SIZE * 2, NULL) == NN_OK);
    memset(b.data, 1, SIZE * 2);
    memset(out, 1, SIZE * 2);
    for (k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        fill(data, k);
        for (wrap = 0; wrap < 3; wrap += 2) if (wanted(argc, argv, wrap ? "inflate_gzip" : "inflate_raw") || wanted(argc, argv, kinds[k])) {
            double t[3] = { 1e9, 1e9, 1e9 };
            z_stream z;
            size_t n;
            memset(&z, 0, sizeof z);
            MUST(deflateInit2(&z, 6, Z_DEFLATED, wrap ? 31 : -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
            z.next_in = data; z.avail_in = (uInt)SIZE; z.next_out = packed; z.avail_out = (uInt)(SIZE * 2);
            MUST(deflate(&z, Z_FINISH) == Z_STREAM_END);
            n = z.total_out;
            deflateEnd(&z);
            for (r = 0; r < ROUNDS; r++) {
                b.len = 0;
                TIME(t[0], MUST(nn_inflate(&b, packed, n, (nn_deflate_wrap)wrap, 0, NULL, NULL) == NN_OK));
                MUST(b.len == SIZE && memcmp(b.data, data, SIZE) == 0);
                TIME(t[1], memset(&z, 0, sizeof z); MUST(inflateInit2(&z, wrap ? 31 : -15) == Z_OK); z.next_in = packed; z.avail_in = (uInt)n; z.next_out = out; z.avail_out = (uInt)(SIZE * 2);
                     MUST(inflate(&z, Z_FINISH) == Z_STREAM_END); inflateEnd(&z));
                TIME(t[2], MUST((wrap ? libdeflate_gzip_decompress(ld, packed, n, out, SIZE * 2, &got) : libdeflate_deflate_decompress(ld, packed, n, out, SIZE * 2, &got)) == LIBDEFLATE_SUCCESS));
            }
            say(wrap ? "inflate_gzip" : "inflate_raw", kinds[k], "zlib", SIZE, 0, 0, t[0], t[1]);
            say(wrap ? "inflate_gzip" : "inflate_raw", kinds[k], "libdeflate", SIZE, 0, 0, t[0], t[2]);
        }
        if (wanted(argc, argv, "deflate_6")) {
            double t[3] = { 1e9, 1e9, 1e9 };
            size_t n[3] = { 0 };
            for (r = 0; r < 3; r++) {
                uLongf zn = (uLongf)(SIZE * 2);
                b.len = 0;
                TIME(t[0], MUST(nn_deflate(&b, data, SIZE, NN_DEFLATE_ZLIB, 6, NULL) == NN_OK));
                n[0] = b.len;
                TIME(t[1], MUST(compress2(out, &zn, data, (uLong)SIZE, 6) == Z_OK));
                n[1] = zn;
                TIME(t[2], n[2] = libdeflate_zlib_compress(lc, data, SIZE, out, SIZE * 2));
            }
            say("deflate_6", kinds[k], "zlib", SIZE, n[0], n[1], t[0], t[1]);
            say("deflate_6", kinds[k], "libdeflate", SIZE, n[0], n[2], t[0], t[2]);
        }
    }
    return 0;
}
#endif
int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "do") == 0) return work(argv[2], argv[3], argc > 4 ? argv[4] : NULL);
#ifdef BIN_PEERS
    return beside(argc, argv);
#else
    return 2;
#endif
}
