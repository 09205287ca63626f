/* tests/bench/callgrind.c - seven small fixed workloads whose instruction counts are recorded; callgrind.sh runs this under valgrind,
 * which counts only inside work().  build/callgrind NAME */
#define NN_IMPLEMENTATION
#include "../../nn_train.h"

static float a[128 * 128], b[128 * 128], c[128 * 128], m[128 * 128], v[128 * 128], s[128 * 128], scratch[128 * 1024];
static volatile double sink;
static nn_trainer *trainer;
static nn_train_set batch;

/* 100-8-8-8-1, Adam, BCE, on 32 rows of our own: a step gathers nothing, so libc's memcpy has no part in the count */
static int small_net(void)
{
    static const size_t hidden[] = { 8, 8, 8 };
    static int64_t label[32];
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *model;
    nn_train_desc t = NN_ZERO;
    int i;
    for (i = 0; i < 32; i++) label[i] = i % 2;
    md.n_in = 100; md.n_out = 1; md.hidden = hidden; md.n_hidden = 3; md.init = NN_INIT_PHILOX; md.seed = 1;
    batch.x = a; batch.labels = label; batch.n = 32;
    t.epochs = 1; t.batch_size = 32; t.threads = 1; t.fixed_threads = 1; t.loss.kind = NN_LOSS_BCE;
    return nn_mlp_create(&model, &md, NULL) == NN_OK && nn_trainer_create(&trainer, model, &batch, NULL, &t, NULL) == NN_OK;
}

static void product(size_t rows, size_t cols, size_t inner, int ta, int tb, nn_act act, nn_act dact, const nn_update *u)
{
    nn_gemm_desc d = NN_ZERO;
    d.m = rows;
    d.n = cols;
    d.k = inner;
    d.trans_a = ta;
    d.trans_b = tb;
    d.a = a;
    d.b = b;
    d.c = c;
    d.act = act;
    if (act != NN_ACT_DEFAULT) d.bias = s;
    d.dact = dact;
    if (dact != NN_ACT_DEFAULT) d.saved = s;
    d.update = u;
    d.update_m = m;
    d.update_v = v;
    d.scratch = scratch;
    d.scratch_bytes = sizeof scratch;
    d.threads = 1;
    (void)nn_gemm(&d, NULL);
}
__attribute__((noinline)) void work(int which);
__attribute__((noinline)) void work(int which)
{
    static const nn_update_desc adam = { NN_OPT_ADAM, 1e-3, 0, 0, 0.9, 0.999, 1e-8, 0, 0, 3 };
    nn_update u;
    int i;
    (void)nn_update_make(&u, &adam, NULL);
    for (i = 0; i < 10; i++)
        switch (which) {
        case 0: product(32, 64, 64, 0, 1, NN_ACT_RELU, NN_ACT_DEFAULT, NULL); break;
        case 1: product(32, 64, 64, 0, 0, NN_ACT_DEFAULT, NN_ACT_RELU, NULL); break;
        case 2: product(64, 64, 32, 1, 0, NN_ACT_DEFAULT, NN_ACT_DEFAULT, &u); break;
        case 3: product(128, 96, 128, 0, 1, NN_ACT_DEFAULT, NN_ACT_DEFAULT, NULL); break;
        case 4: nn_act_forward(c, a, 4096, NN_ACT_GELU, 0.0f); nn_vexpf(c, a, 4096); nn_vtanhf(c, a, 4096); break;
        case 5: nn_update_apply(&u, c, m, v, a, 8192); sink = nn_sum_f32(a, 8192) + nn_dot_f32(a, b, 8192); sink = nn_sumsq_f32(a, 8192); break;
        case 6: if (nn_trainer_step_batch(trainer, &batch, NULL, NULL) != NN_OK) exit(4); break;
        }
}
int main(int argc, char **argv)
{
    int i, which = argc > 1 ? argv[1][0] - '0' : 0;
    for (i = 0; i < 128 * 128; i++) { a[i] = (float)(i % 17) * 0.1f; b[i] = (float)(i % 13) * 0.1f; s[i] = (float)(i % 3) - 1.0f; }
    if (strcmp(nn_isa_name(), "avx2") != 0) return 3;
    if (which == 6 && !small_net()) return 4;
    work(which);
    return 0;
}
