/* tests/test_tensor.c - nn_tensor.h: memory, tensors, dictionary */
#define NN_IMPLEMENTATION
#include "../nn_tensor.h"
#include "nn_test.h"

static void make_and_free(void)
{
    nn_tensor t = NN_ZERO, v = NN_ZERO, c = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t big[3] = { SIZE_MAX / 2, 0, 3 }, many[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, flat = 6;
    CHECK_OK(nn_tensor_make2(&t, NN_F32, 2, 3, NULL, &e), e);
    CHECK(((uintptr_t)t.data & 63) == 0);
    CHECK_INT(nn_tensor_count(&t), 6);
    CHECK_INT(nn_tensor_bytes(&t), 24);
    nn_f32(&t)[4] = 7.0f;
    CHECK_OK(nn_tensor_rows(&v, &t, 1, 1, &e), e);
    CHECK(nn_f32(&v)[1] == 7.0f && v.capacity == 0);
    CHECK_INT(nn_tensor_rows(&v, &t, 1, 2, &e), NN_E_ARG);
    CHECK_STR(e.msg, "nn_tensor_rows: rows 1 to 3 wanted, the tensor has 2");
    CHECK_OK(nn_tensor_copy(&c, &t, NULL, &e), e);
    CHECK_OK(nn_tensor_reshape(&c, 1, &flat, &e), e);
    CHECK(nn_f32(&c)[4] == 7.0f && c.ndim == 1);
    nn_tensor_free(&c);
    nn_tensor_free(&t);
    nn_tensor_free(&t);
    CHECK_INT(nn_tensor_make(&t, NN_F32, 3, big, NULL, &e), NN_E_NOMEM);      /* overflows although one dimension is 0 */
    CHECK_INT(nn_tensor_make(&t, NN_F32, 9, many, NULL, &e), NN_E_LIMIT);
    CHECK_INT(nn_tensor_make(&t, NN_UCS4, 1, many, NULL, &e), NN_E_ARG);
    CHECK(t.data == NULL);
}
/* products and sums that just fit, and the next ones */
static void sizes(void)
{
    size_t out = 5;
    CHECK(nn_size_mul(SIZE_MAX, 1, &out) && out == SIZE_MAX);
    CHECK(nn_size_mul(SIZE_MAX / 3, 3, &out) && out == SIZE_MAX / 3 * 3);
    CHECK(!nn_size_mul(SIZE_MAX / 3 + 1, 3, &out) && !nn_size_mul(SIZE_MAX, 2, &out));
    CHECK(nn_size_mul(SIZE_MAX, 0, &out) && out == 0);
    CHECK(nn_size_add(SIZE_MAX - 1, 1, &out) && out == SIZE_MAX);
    CHECK(!nn_size_add(SIZE_MAX, 1, &out) && out == SIZE_MAX);
}
static void text(void)
{
    nn_tensor t = NN_ZERO;
    nn_error e = NN_ZERO;
    char buf[16], tiny[4];
    CHECK_OK(nn_tensor_scalar_text(&t, "h\xC3\xA9\xF0\x9F\x98\x80", NULL, &e), e);
    CHECK_INT(t.itemsize, 12);
    CHECK_INT(nn_tensor_text(&t, 0, buf, sizeof buf), 7);
    CHECK_STR(buf, "h\xC3\xA9\xF0\x9F\x98\x80");
    CHECK_INT(nn_tensor_text(&t, 0, tiny, sizeof tiny), 7);                  /* cut at a whole code point */
    CHECK_STR(tiny, "h\xC3\xA9");
    nn_tensor_free(&t);
    CHECK_INT(nn_tensor_scalar_text(&t, "a\xC0\x80", NULL, &e), NN_E_ARG);
    CHECK_INT(e.offset, 1);
}
static void dict_keeps_order_and_owns(void)
{
    nn_dict d = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_error e = NN_ZERO;
    char name[16];
    int i;
    for (i = 0; i < 40; i++) {
        CHECK_OK(nn_tensor_scalar_i64(&t, i, NULL, &e), e);
        (void)snprintf(name, sizeof name, "t%d", i);
        CHECK_OK(nn_dict_put(&d, name, &t, &e), e);
        CHECK(t.data == NULL);
    }
    CHECK_OK(nn_tensor_scalar_i64(&t, 99, NULL, &e), e);
    CHECK_OK(nn_dict_put(&d, "t3", &t, &e), e);
    CHECK_INT(d.count, 40);
    CHECK_INT(*nn_i64(nn_dict_get(&d, "t3")), 99);
    CHECK_INT(nn_dict_remove(&d, "t0"), 1);
    CHECK_STR(d.items[0].name, "t1");
    CHECK(nn_dict_get(&d, "none") == NULL);
    nn_dict_free(&d);
    nn_dict_free(&d);
}
/* the index of the names against a plain list, through random puts, removals, renamings */
static void dict_index(void)
{
    enum { N = 300 };
    static char has[N];
    static int64_t want[N];
    nn_dict d = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_rng r;
    char name[16];
    size_t step, i, n;
    r = nn_rng_make(7, 0, 0);
    for (step = 0; step < 6000; step++) {
        const size_t k = (size_t)(nn_rng_u64(&r) % N);
        (void)snprintf(name, sizeof name, "k%d", (int)k);
        if (nn_rng_u64(&r) % 1000 < (step / 1000 % 2 ? 700u : 300u)) {
            CHECK_INT(nn_dict_remove(&d, name), has[k]);
            has[k] = 0;
        } else {
            CHECK_OK(nn_tensor_scalar_i64(&t, (int64_t)step, NULL, &e), e);
            CHECK_OK(nn_dict_put(&d, name, &t, &e), e);
            has[k] = 1;
            want[k] = (int64_t)step;
        }
        for (i = step % 50; i < N; i += 50) {
            nn_tensor *x;
            (void)snprintf(name, sizeof name, "k%d", (int)i);
            x = nn_dict_get(&d, name);
            CHECK((x != NULL) == has[i] && (!x || *nn_i64(x) == want[i]));
        }
    }
    for (i = n = 0; i < N; i++) n += (size_t)has[i];
    CHECK_INT(d.count, n);
    for (i = 0; i < d.count; i++) d.items[i].name[0] = 'r';
    CHECK_OK(nn_dict_reindex(&d, &e), e);
    for (i = 0; i < N; i++) {
        (void)snprintf(name, sizeof name, "r%d", (int)i);
        CHECK((nn_dict_get(&d, name) != NULL) == has[i]);
    }
    nn_dict_free(&d);
}
static void every_failing_allocation(void)
{
    long k;
    for (k = 1; k < 2000; k++) {
        test_heap h = NN_ZERO;
        nn_alloc a;
        nn_dict d = NN_ZERO;
        nn_tensor t = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_arena r = NN_ZERO;
        nn_status s = NN_OK;
        int i;
        char name[16];
        h.fail_at = k;
        a = test_heap_hooks(&h);
        d.alloc = r.alloc = a;
        for (i = 0; i < 70 && s == NN_OK; i++) {
            (void)snprintf(name, sizeof name, "t%d", i);
            s = nn_tensor_make2(&t, NN_F64, 3, 5, &a, &e);
            if (s == NN_OK) s = nn_dict_put(&d, name, &t, &e);
            if (s == NN_OK && !nn_arena_get(&r, 3000)) s = NN_E_NOMEM;
        }
        nn_tensor_free(&t);
        nn_dict_free(&d);
        nn_arena_free(&r);
        CHECK_INT(h.live, 0);
        CHECK_INT(h.bytes, 0);
        if (s == NN_OK) { CHECK(h.calls < k); return; }
        CHECK_INT(s, NN_E_NOMEM);
    }
    CHECK_MSG(0, "the loop never ran to its end");
}
int main(void)
{
    RUN(make_and_free);
    RUN(text);
    RUN(sizes);
    RUN(dict_keeps_order_and_owns);
    RUN(dict_index);
    RUN(every_failing_allocation);
    return test_report();
}
