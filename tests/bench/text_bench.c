/* tests/bench/text_bench.c WHAT FILE - CPU seconds (user and system, best of 3) for one piece of work, for peers_text.py: csv_read csv_write json_parse json_write */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../../nn_fmt.h"
#include <stdio.h>
#include <time.h>
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
int main(int argc, char **argv)
{
    nn_error e = NN_ZERO;
    nn_status s = NN_E_ARG;
    double best = 1e9, t;
    int i;
    if (argc != 3) return 2;
    for (i = 0; i < 3; i++) {
        nn_xy m = NN_ZERO;
        nn_xy_desc d = NN_ZERO;
        nn_buf b = NN_ZERO, out = NN_ZERO;
        nn_arena a = NN_ZERO;
        nn_json *root = NULL;
        nn_json_writer w = NN_ZERO;
        nn_file_opts o = NN_ZERO;
        o.no_sync = 1;
        d.dtype = NN_F64;
        t = now();
        if (argv[1][0] == 'c') {
            s = nn_csv_read_xy(&m, argv[2], &d, NULL, &e);
            if (s == NN_OK && argv[1][4] == 'w') { char p[600]; (void)snprintf(p, sizeof p, "%s.out", argv[2]); t = now(); s = nn_csv_write_xy(p, &m.x, &m.y, NULL, NULL, NULL, &o, &e); }
        } else {
            s = nn_file_read(&b, argv[2], NULL, &e);
            t = now();
            if (s == NN_OK) s = nn_json_parse(&root, &a, (const char *)b.data, b.len, NULL, NULL, &e);
            if (s == NN_OK && argv[1][5] == 'w') { w.buf = &out; w.spaced = 1; t = now(); nn_json_value(&w, root); s = nn_json_finish(&w, &e); }
        }
        t = now() - t;
        if (s != NN_OK) { fprintf(stderr, "%s\n", e.msg); return 1; }
        if (t < best) best = t;
        nn_xy_free(&m);
        nn_arena_free(&a);
        nn_buf_free(&b);
        nn_buf_free(&out);
    }
    printf("%.6f\n", best);
    return 0;
}
