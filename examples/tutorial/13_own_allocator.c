/* 13_own_allocator.c - all memory through your hooks: count it, bound it, and see that nothing is left.
 *     cc -O2 13_own_allocator.c -o 13_own_allocator -lm && ./13_own_allocator
 * Read next: 14_raii.cpp */
#define NN_IMPLEMENTATION
#include "../../nn_train.h"

typedef struct meter { size_t now, peak, limit; unsigned calls; } meter;
static void *my_alloc(size_t n, void *user)
{
    meter *m = (meter *)user;
    void *p = m->now + n <= m->limit ? malloc(n) : NULL;
    if (p) { m->calls++;  m->now += n;  if (m->now > m->peak) m->peak = m->now; }
    return p;
}
static void *my_resize(void *p, size_t old_size, size_t new_size, void *user)
{
    meter *m = (meter *)user;
    void *q = m->now - old_size + new_size <= m->limit ? realloc(p, new_size) : NULL;
    if (q) { m->now += new_size - old_size;  if (m->now > m->peak) m->peak = m->now; }
    return q;
}
static void my_release(void *p, size_t n, void *user) { ((meter *)user)->now -= n;  free(p); }

int main(void)
{
    static const float x[8] = { 0, 0, 0, 1, 1, 0, 1, 1 };
    static const int64_t y[4] = { 0, 1, 1, 0 };
    meter m = { 0, 0, 1u << 20, 0 };
    size_t hidden = 8;
    nn_mlp_desc md = NN_ZERO;
    nn_train_set set = NN_ZERO;
    nn_train_desc td = NN_ZERO;
    nn_mlp *model = NULL;
    nn_error e = NN_ZERO;
    unsigned calls;
    md.alloc.alloc = my_alloc;  md.alloc.resize = my_resize;  md.alloc.release = my_release;  md.alloc.user = &m;
    md.n_in = 2;  md.n_out = 2;  md.hidden = &hidden;  md.n_hidden = 1;
    set.x = x;  set.labels = y;  set.n = 4;
    td.epochs = 10;
    if (nn_mlp_create(&model, &md, &e) != NN_OK || nn_train_fit(model, &set, NULL, &td, NULL, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    calls = m.calls;
    td.epochs = 1000;                                     /* a hundred times the work, not one allocation more */
    m.calls = 0;
    if (nn_train_fit(model, &set, NULL, &td, NULL, &e) != NN_OK) { printf("%s\n", e.msg); return 1; }
    printf("allocations do not grow with the epochs: %s\n", m.calls <= calls ? "yes" : "no");
    m.limit = m.now + 100;                                /* no room: a status, not a crash */
    printf("without room: %s\n", nn_status_name(nn_train_fit(model, &set, NULL, &td, NULL, &e)));
    nn_mlp_destroy(model);
    printf("bytes left: %u\n", (unsigned)m.now);
    return 0;
}
/* prints:
 * allocations do not grow with the epochs: yes
 * without room: NN_E_NOMEM
 * bytes left: 0
 */
