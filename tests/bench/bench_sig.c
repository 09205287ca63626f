/* tests/bench/bench_sig.c - signatures, records and pattern sets: one JSON object per line (milliseconds, medians of 15).
 * Build:  cc -O2 tests/bench/bench_sig.c -o build/bench_sig -lm */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../../nn_sig.h"
#include <time.h>
static double now(void) { struct timespec t; (void)clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6; }
static int cmp(const void *a, const void *b) { double x = *(const double *)a, y = *(const double *)b; return (x > y) - (x < y); }
#define BENCH(name, code) do { double t_[15]; int i_; for (i_ = 0; i_ < 15; i_++) { double s_ = now(); code; t_[i_] = now() - s_; } qsort(t_, 15, sizeof *t_, cmp); \
    printf("{\"name\": \"%s\", \"threads\": 1, \"isa\": \"%s\", \"median\": %.4f, \"min\": %.4f, \"unit\": \"ms\"}\n", name, nn_isa_name(), t_[7], t_[0]); } while (0)
int main(void)
{
    static const size_t hidden[7] = { 32, 32, 32, 32, 32, 32, 32 };
    static int32_t tokens[200 * 7], group[200];
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *a = NULL, *b = NULL;
    nn_error e = NN_ZERO;
    nn_capture c = NN_ZERO;
    nn_signature s = NN_ZERO, sa = NN_ZERO;
    nn_signature_desc sd = NN_ZERO;
    nn_record r = NN_ZERO;
    nn_record_format f = NN_ZERO;
    nn_record_size size = NN_ZERO;
    nn_buf line = NN_ZERO;
    nn_pattern avail[13];
    nn_pattern_space sp;
    nn_pattern_parts parts;
    nn_pattern_use uses[4];
    size_t i;
    d.n_in = 49; d.n_out = 1; d.hidden = hidden; d.n_hidden = 7; d.names = NN_NAMES_NETWORK; d.init = NN_INIT_PHILOX; d.seed = 3;
    if (nn_mlp_create(&a, &d, &e) != NN_OK) return 1;
    d.seed = 4;
    if (nn_mlp_create(&b, &d, &e) != NN_OK) return 1;
    for (i = 0; i < 200 * 7; i++) tokens[i] = (int32_t)((i * 2654435761u >> 7) % 7);
    for (i = 0; i < 200; i++) group[i] = (int32_t)(i / 14);
    BENCH("capture 7-32x7-1, 200 probes", { nn_capture_free(&c); if (nn_capture_run(&c, a, nn_mlp_tokens(tokens, 7, 7), 200, NULL, NULL, &e) != NN_OK) return 1; });
    BENCH("signature mean + std", { nn_signature_free(&s); if (nn_signature_make(&s, &c, &sd, &e) != NN_OK) return 1; });
    sd.methods = (1u << NN_SIG_METHODS) - 1; sd.group = group; sd.n_groups = 15;
    BENCH("signature all methods", { nn_signature_free(&sa); if (nn_signature_make(&sa, &c, &sd, &e) != NN_OK) return 1; });
    r.degraded = a; r.improved = b; r.degraded_sig = &s; r.improved_sig = &s; r.n_patterns = 3; r.num_layers = 7; r.neurons = 32; r.act = NN_ACT_RELU; r.precision = "float32"; r.quantization = "none";
    for (i = 0; i < 13; i++) avail[i] = (nn_pattern)(i < 10 ? i : i + 2);
    f.vocab = f.length = 7; f.modification = f.classification = 1; f.available = avail; f.n_available = 13;
    BENCH("record, separate, mean + std", { line.len = 0; if (nn_record_json(&line, &r, &f, &size, &e) != NN_OK) return 1; });
    printf("{\"name\": \"record bytes\", \"median\": %zu, \"unit\": \"bytes\"}\n", size.bytes);
    if (nn_pattern_space_make(&sp, 7, 7, &e) != NN_OK) return 1;
    nn_pattern_parts_make(&parts, &sp, 1);
    uses[0].id = NN_PATTERN_PALINDROME; uses[1].id = NN_PATTERN_CONTAINS_ABC; uses[2].id = NN_PATTERN_HAS_MAJORITY; uses[3].id = NN_PATTERN_MOUNTAIN;
    BENCH("pattern set 4 x 300 + 1200, held out", { nn_pattern_set set = NN_ZERO; nn_pattern_set_desc pd = NN_ZERO; pd.space = &sp; pd.patterns = uses; pd.n_patterns = 4; pd.each = 300; pd.negatives = 1200;
        pd.parts = &parts; pd.held_out = 1; if (nn_pattern_set_make(&set, &pd, &e) != NN_OK) return 1; nn_pattern_set_free(&set); });
    nn_capture_free(&c); nn_signature_free(&s); nn_signature_free(&sa); nn_buf_free(&line); nn_mlp_destroy(a); nn_mlp_destroy(b);
    return 0;
}
