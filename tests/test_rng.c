/* tests/test_rng.c - nn_tensor.h [RNG]: Philox against its authors' known answers; the twins of NumPy's RandomState and
 * default_rng and of PyTorch's CPU generator against the published vectors (all printed by the real libraries) */
#define _POSIX_C_SOURCE 200809L   /* setenv */
#define NN_IMPLEMENTATION
#include "../nn_tensor.h"
#include "nn_test.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define CHECK_EQ(got, want) CHECK_MSG((got) == (want), "%s: got %.17g, expected %.17g", #got, (double)(got), (double)(want))
/* expect(list, call): every element of the list equals the call, in order */
#define EACH(type, list, call) do { static const type want_[] = list; size_t k_; for (k_ = 0; k_ < N(want_); k_++) { type got_ = (call); \
    CHECK_MSG(got_ == want_[k_], "%s [%d]: got %.17g, expected %.17g", #call, (int)k_, (double)got_, (double)want_[k_]); } } while (0)
#define L(...) { __VA_ARGS__ }
static int list_is(const int64_t *got, const int64_t *want, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) if (got[i] != want[i]) return 0;
    return 1;
}
#define LIST(got, ...) do { static const int64_t w_[] = { __VA_ARGS__ }; CHECK_MSG(list_is(got, w_, N(w_)), "%s differs: %lld %lld %lld ...", #got, (long long)(got)[0], (long long)(got)[1], (long long)(got)[2]); } while (0)
static uint64_t fnv(uint64_t h, const void *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    while (n--) h = (h ^ *u++) * 1099511628211u;
    return h;
}

static void philox_known_answers(void)
{
    static const uint32_t c[3][4] = { { 0, 0, 0, 0 }, { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 } };
    static const uint32_t k[3][2] = { { 0, 0 }, { 0xffffffff, 0xffffffff }, { 0xa4093822, 0x299f31d0 } };
    static const uint32_t w[3][4] = { { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd }, { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } };
    uint32_t out[4];
    nn_rng r = nn_rng_make(0x299f31d0a4093822u, 0x03707344, 0x13198a2e85a308d3u);
    int i, j;
    for (i = 0; i < 3; i++) {
        nni_philox(out, c[i], k[i]);
        for (j = 0; j < 4; j++) CHECK(out[j] == w[i][j]);
    }
    r.ctr[0] = 0x243f6a88;   /* seed, stream, index and block meet key and counter where docs/random.md says */
    for (j = 0; j < 4; j++) CHECK(nn_rng_u32(&r) == w[2][j]);
    r = nn_rng_make(0, 0, 0);
    for (j = 0; j < 4; j++) CHECK(nn_rng_u32(&r) == w[0][j]);
    CHECK(r.ctr[0] == 1);
}
/* frozen: published data depend on these */
static void the_suites_own_stream(void)
{
    nn_rng r = nn_rng_make(1, NN_STREAM_USER, 0), a, b;
    uint64_t h = 14695981039346656037u, v;
    double x[1001], y[1001], m = 0, q = 0;
    size_t i, p[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, seen[7] = { 0 };
    float f;
    for (i = 0; i < 7; i++) { v = nn_rng_u64(&r); h = fnv(h, &v, 8); f = nn_rng_f32(&r); h = fnv(h, &f, 4); }
    for (i = 0; i < 50; i++) { v = nn_rng_below(&r, i < 25 ? 1 + i * i * 1000003 : ((uint64_t)1 << (i + 10)) + i); h = fnv(h, &v, 8); }
    nn_rng_shuffle(&r, p, 10);
    for (i = 0; i < 10; i++) { v = p[i]; h = fnv(h, &v, 8); }
    nn_rng_normals(&r, x, 1001);
    h = fnv(h, x, sizeof x);
    CHECK(h == 0x6f4f3522cbf47097);
    for (i = 0; i < 1001; i++) { m += x[i] / 1001; q += x[i] * x[i] / 1001; }
    CHECK(fabs(m) < 0.1 && fabs(q - 1) < 0.15);
    a = nn_rng_make(7, NN_STREAM_ROWS, 5);
    b = nn_rng_make(7, NN_STREAM_ROWS, 5);
    nn_rng_normals(&a, x, 1001);
    nn_rng_normals(&b, y, 7);
    CHECK(memcmp(x, y, 7 * sizeof *x) == 0);
    for (i = 0; i < 70000; i++) seen[nn_rng_below(&r, 7)]++;
    for (i = 0; i < 7; i++) CHECK(seen[i] > 9600 && seen[i] < 10400);
    CHECK_INT(nn_rng_below(&r, 1), 0);
    for (i = 0; i < 1000; i++) { double u = nn_rng_f64(&r); CHECK(u >= 0 && u < 1); f = nn_rng_f32(&r); CHECK(f >= 0 && f < 1); }
}
static uint32_t untempered(uint32_t y)                /* the inverse of MT19937's tempering */
{
    uint32_t x;
    int i;
    y ^= y >> 18;
    y ^= (y << 15) & 0xefc60000u;
    for (x = y, i = 0; i < 5; i++) x = y ^ ((x << 7) & 0x9d2c5680u);
    return x ^ x >> 11 ^ x >> 22;
}
/* tries at the circle's very edge and centre, where the upper halves alone cannot tell: counted as they are kept */
static void tries_at_the_edge(void)
{
    const int isa = nni_isa();
    static uint32_t w[4 * 64], raw[4 * 64];
    static double a[80], b[80], r[80];
    nn_rng g = nn_rng_make(7, NN_STREAM_USER, 0);
    size_t round, i, j, inside = 0, edge = 0;
    for (round = 0; round < 400; round++) {
        const size_t m = 1 + round % 64;
        for (i = 0; i < m; i++) {
            double x = 2.0 * nn_rng_f64(&g) - 1.0, y = sqrt(1.0 - x * x);
            uint64_t u[2];
            y += (nn_rng_f64(&g) - 0.5) * (i % 3 == 0 ? 2e-6 : i % 3 == 1 ? 4e-9 : 1e-15);
            if (y >= 1.0) y = 1.0 - 1.2e-16;
            if (i % 7 == 3 && round % 3 != 1) { x = nn_rng_f64(&g) * 1e-8; y = i % 2 ? 0.0 : 1e-9; }
            if (i % 11 == 5 && round % 3 != 1) x = y = 0.0;
            if (i % 13 == 6) { x = -1.0; y = 0.0; }
            if (round % 3 == 2) { x *= 0.7; y *= 0.7; }      /* no doubt */
            u[0] = (uint64_t)((x + 1.0) * 4503599627370496.0);
            u[1] = (uint64_t)((y + 1.0) * 4503599627370496.0);
            for (j = 0; j < 2; j++) { w[4 * i + 2 * j] = (uint32_t)(u[j] >> 26) << 5 | 31; w[4 * i + 2 * j + 1] = (uint32_t)(u[j] & 0x3ffffff) << 6; }
        }
        for (i = 0; i < 4 * m; i++) { raw[i] = untempered(w[i]); CHECK(nni_mt_temper(raw[i]) == w[i]); }
        j = nni_polar_tries_for(isa)(a, b, r, w, m);
        CHECK_INT(nni_polar_count_for(isa)(raw, m), j);
        inside += j;
        for (i = 0; i < j; i++) edge += r[i] > 1.0 - 1e-9;
    }
    CHECK(inside > 4000 && edge > 1000);
}
/* the vector draws of every instruction set beside one scalar draw after the other: values and the state left behind */
static void draws_in_batches(void)
{
    static const size_t len[] = { 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 255, 256, 257, 1000, 1023, 50001 };
    static const char *const isa[] = { "ref", "avx2", "avx512", "neon" };
    static double x[50001], y[50001];
    size_t w, l, i, k;
    for (k = 0; k < 4; k++) {
        const char *was = getenv("NN_ISA");
        char keep[16] = "";
        if (was) (void)snprintf(keep, sizeof keep, "%s", was);
        (void)setenv("NN_ISA", isa[k], 1);
        nni_isa_reset();
        for (l = 0; l < sizeof len / sizeof *len; l++) {
            const size_t n = len[l];
            nn_mt s, t, u;
            for (w = 0; w < 5; w++) {                        /* words taken before */
                nn_rng a = nn_rng_make(n, NN_STREAM_USER, w), b = a;
                for (i = 0; i < w; i++) { (void)nn_rng_u32(&a); (void)nn_rng_u32(&b); }
                nn_rng_normals(&a, x, n);
                for (i = 0; i < n; i += 2) {
                    double u = nn_rng_f64(&b), v = nn_rng_f64(&b), r = sqrt(-2.0 * nn_log(1.0 - u)), sn, cs;
                    nn_sincos(6.283185307179586 * v, &sn, &cs);
                    y[i] = r * cs;
                    if (i + 1 < n) y[i + 1] = r * sn;
                }
                CHECK(memcmp(x, y, n * sizeof *x) == 0);
                CHECK(nn_rng_u64(&a) == nn_rng_u64(&b) && nn_rng_u32(&a) == nn_rng_u32(&b));
            }
            nn_mt_seed(&s, (uint32_t)n);
            for (i = 0; i < l; i++) (void)nn_mt_normal(&s);  /* some with a value in hand, some in the middle of a try's words */
            for (i = 0; i < l / 3; i++) (void)nn_mt_u32(&s);
            t = u = s;
            nn_mt_normals(&s, x, n);
            nni_mt_normals_skip(&u, n);
            CHECK(memcmp(u.mt, s.mt, sizeof u.mt) == 0 && u.pos == s.pos && u.has_gauss == s.has_gauss && memcmp(&u.gauss, &s.gauss, sizeof u.gauss) == 0);
            for (i = 0; i < n; i++) y[i] = nn_mt_normal(&t);
            CHECK(memcmp(x, y, n * sizeof *x) == 0);
            CHECK(nn_mt_u32(&s) == nn_mt_u32(&t) && s.has_gauss == t.has_gauss);
        }
        tries_at_the_edge();
        if (was) (void)setenv("NN_ISA", keep, 1); else (void)unsetenv("NN_ISA");
        nni_isa_reset();
    }
}
static void randomstate(void)
{
    nn_mt s;
    int64_t p[10];
    double x[7], y[7];
    size_t i;
    uint32_t key = 42;
    nn_mt_seed(&s, 42); EACH(uint32_t, L(1608637542u, 3421126067u, 4083286876u, 787846414u), nn_mt_u32(&s));
    nn_mt_seed(&s, 42); EACH(double, L(0.3745401188473625, 0.9507143064099162, 0.7319939418114051), nn_mt_rand(&s));
    nn_mt_seed(&s, 42); EACH(double, L(0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254), nn_mt_normal(&s));
    nn_mt_seed(&s, 42); nn_mt_permutation(&s, p, 10); LIST(p, 8, 1, 5, 0, 7, 2, 9, 4, 3, 6);
    nn_mt_seed(&s, 42); EACH(int64_t, L(51, 92, 14, 71, 60, 20, 82, 86, 74, 74), nn_mt_randint(&s, 0, 100));
    nn_mt_seed(&s, 0); EACH(double, L(0.5488135039273248, 0.7151893663724195, 0.6027633760716439), nn_mt_rand(&s));
    nn_mt_seed(&s, 0); EACH(double, L(1.764052345967664, 0.4001572083672233, 0.9787379841057392), nn_mt_normal(&s));
    nn_mt_seed_array(&s, &key, 1); EACH(double, L(0.6394267984578837, 0.025010755222666936), nn_mt_rand(&s));
    nn_mt_seed(&s, 3); nn_mt_normals(&s, x, 7);      /* odd counts leave the second value for the next call */
    nn_mt_seed(&s, 3); nn_mt_normals(&s, y, 3); (void)nn_mt_interval(&s, 0); nn_mt_normals(&s, y + 3, 4);
    CHECK(memcmp(x, y, sizeof x) == 0);
    nn_mt_seed(&s, 3); for (i = 0; i < 7; i++) CHECK(nn_mt_normal(&s) == x[i]);
    nn_mt_seed(&s, 5); nn_mt_rands(&s, x, 7);
    nn_mt_seed(&s, 5); for (i = 0; i < 7; i++) CHECK(nn_mt_rand(&s) == x[i]);
    CHECK_INT(nn_mt_randint(&s, -3, -2), -3);
}
static void torch_generator(void)
{
    static const uint32_t n4[] = { 0x3fc53f5c, 0xbe963c50, 0xc00b7149, 0x3f1184b6 };
    static const uint32_t n16[] = { 0xbf901b85, 0xbf93808a, 0xbe804bd6, 0xbede255d, 0x3f594515, 0x3f312783, 0xbea1cc6d, 0xc0075fc1, 0x3ea50138, 0xbfa1b4f4,
        0x3eb330ff, 0x3e9dc3bb, 0x3df56f77, 0x3f9e6b93, 0x3f8ef28e, 0xbe7d367c };
    static const uint32_t lin[] = { 0xbb8da3e8, 0x3e9e9313, 0xbef34b7e, 0xbed98bc9, 0xbe63b4b1, 0x3e1e8953, 0xbc3b6b40, 0x3eea617a };
    nn_torch_rng g;
    float x[16], b;
    int64_t p[10];
    uint32_t u;
    size_t i;
    nn_torch_seed(&g, 0); nn_torch_uniform(&g, x, 3, 0, 1);
    CHECK(x[0] == 0x7f0aac * 0x1p-24f && x[1] == 0xc4aa2f * 0x1p-24f && x[2] == 0x16a675 * 0x1p-24f);
    nn_torch_seed(&g, 0); EACH(double, L(0.9700530018065531, 0.707819864399788), nn_torch_rand64(&g));
    nn_torch_seed(&g, 0); nn_torch_randperm(&g, p, 10); LIST(p, 4, 1, 7, 5, 3, 9, 0, 8, 6, 2);
    nn_torch_seed(&g, 0); EACH(int64_t, L(900450186894289455, 3969543146641149120), nn_torch_random(&g));
    nn_torch_seed(&g, 0); nn_torch_normal(&g, x, 4, 0, 1);
    for (i = 0; i < 4; i++) { memcpy(&u, x + i, 4); CHECK_MSG(u == n4[i], "randn(4)[%d]: %08x", (int)i, u); }
    nn_torch_seed(&g, 0); nn_torch_normal(&g, x, 16, 0, 1);
    for (i = 0; i < 16; i++) { memcpy(&u, x + i, 4); CHECK_MSG(u == n16[i], "randn(16)[%d]: %08x", (int)i, u); }
    nn_torch_seed(&g, 0);    /* Linear(3, 2): bound 1/sqrt(3) */
    b = (float)(1 / sqrt(3.0));
    nn_torch_uniform(&g, x, 6, -b, b); nn_torch_uniform(&g, x + 6, 2, -b, b);
    for (i = 0; i < 8; i++) { memcpy(&u, x + i, 4); CHECK_MSG(u == lin[i], "Linear[%d]: %08x", (int)i, u); }
    nn_torch_seed(&g, 1); EACH(int64_t, L(5, 9, 4, 8, 3, 3, 1, 1), nn_torch_randint(&g, 0, 10));
    nn_torch_seed(&g, 42); nn_torch_uniform(&g, x, 3, 0, 1);
    CHECK(x[0] == 0.8822692632675171f && x[1] == 0.9150039553642273f && x[2] == 0.38286375999450684f);
    nn_torch_randperm(&g, p, 10); LIST(p, 4, 1, 9, 8, 6, 5, 7, 3, 0, 2);
    {   /* DataLoader(shuffle=True) over 10 items: what the loop of nn_train.h is made of */
        nn_torch_rng d, e;
        nn_torch_seed(&g, 0);
        (void)nn_torch_random(&g); nn_torch_seed(&d, (uint64_t)nn_torch_random(&g)); nn_torch_randperm(&d, p, 10); LIST(p, 6, 7, 1, 4, 2, 0, 9, 8, 3, 5);
        (void)nn_torch_random(&g); nn_torch_seed(&d, (uint64_t)nn_torch_random(&g)); nn_torch_randperm(&d, p, 10); LIST(p, 2, 4, 7, 0, 8, 9, 5, 3, 6, 1);
        nn_torch_seed(&e, 0);
        (void)nn_torch_random(&e); nn_torch_randperm(&e, p, 10); LIST(p, 3, 7, 5, 2, 0, 8, 1, 6, 9, 4);
        nn_torch_randperm(&e, p, 10);
        (void)nn_torch_random(&e); nn_torch_randperm(&e, p, 10); LIST(p, 1, 3, 2, 7, 5, 9, 0, 6, 4, 8);
    }
}
static void ziggurat_tables(void)   /* their SHA-256 digests were checked when they were made; this guards the text */
{
    uint64_t h = 14695981039346656037u;
    h = fnv(h, nni_zig_k, 2048); h = fnv(h, nni_zig_w, 2048); h = fnv(h, nni_zig_f, 2048);
    h = fnv(h, nni_zig_ke, 2048); h = fnv(h, nni_zig_we, 2048); h = fnv(h, nni_zig_fe, 2048);
    CHECK(h == 0x9bdf1631d2121f11);
}
/* one call, for seed 0 and for seed 42, each on a fresh generator */
#define BOTH(type, call, a, b) do { nn_pcg_seed(&g, 0); EACH(type, L a, call); nn_pcg_seed(&g, 42); EACH(type, L b, call); } while (0)
static void default_rng(void)
{
    nn_pcg g;
    int64_t v[401];
    static int64_t big[1001];
    uint16_t w[12];
    nn_error e = NN_ZERO;
    size_t i;
    int64_t sum;
    static const double p4[] = { .1, .2, .3, .4 };
    nn_pcg_seed(&g, 0);
    CHECK(g.state_hi == 0x1aa1b5345996452d && g.state_lo == 0x09585eb7a69561e3 && g.inc_hi == 0x418ddadb3af71a82 && g.inc_lo == 0x588133bc447873a9);
    nn_pcg_seed(&g, 42);
    CHECK(g.state_hi == 0xcea44f6798798f2a && g.state_lo == 0xacbc7c9d68860ac8 && g.inc_hi == 0xfa505436c9a8416e && g.inc_lo == 0x66caf2e28d25abff);
    BOTH(uint64_t, nn_pcg_u64(&g), (0xa30febcfd9c2825f, 0x4510bdf882d9d721, 0x0a7d3da94ecde8b8), (0xc621fbcd16d92688, 0x705a5661a791ffc1, 0xdbcd12c26eda1624));
    BOTH(double, nn_pcg_random(&g), (0.6369616873214543, 0.2697867137638703, 0.04097352393619469), (0.7739560485559633, 0.4388784397520523, 0.8585979199113825));
    BOTH(float, nn_pcg_random_f32(&g), (0xd9c282 * 0x1p-24f, 0xa30feb * 0x1p-24f, 0x82d9d7 * 0x1p-24f, 0x4510bd * 0x1p-24f), (0x16d926 * 0x1p-24f, 0xc621fb * 0x1p-24f, 0xa791ff * 0x1p-24f, 0x705a56 * 0x1p-24f));
    BOTH(double, nn_pcg_uniform(&g, -1, 2), (0.9108850619643629, -0.19063985870838907), (1.32186814566789, 0.31663531925615684));
    BOTH(int64_t, nn_pcg_integers(&g, 0, 100), (85, 63, 51, 26, 30, 4, 7, 1), (8, 77, 65, 43, 43, 85, 8, 69));
    BOTH(int64_t, nn_pcg_integers(&g, 5, 21), (18, 15, 13, 9, 9, 5, 6, 5), (6, 17, 15, 12, 11, 18, 6, 16));
    BOTH(int64_t, nn_pcg_integers(&g, 0, 3221225472), (2740052423, 2051797211, 1646485848, 131984958), (2493086937, 2108522448, 1413726408, 2765737489));
    BOTH(int64_t, nn_pcg_integers(&g, 0, 4294967296), (3653403231, 2735729615), (383329928, 3324115917));
    BOTH(int64_t, nn_pcg_integers(&g, 0, 4294967297), (2735729616, 1158725112, 175979945), (3324115917, 1884968546, 3687649987));
    BOTH(int64_t, nn_pcg_integers(&g, 0, 6917529027641081856), (4406200961541402851, 1866257423733469356), (3035954346590650344, 5939376034059241549));
    BOTH(int64_t, nn_pcg_binomial(&g, 1, .3), (0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0), (1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1));
    BOTH(int64_t, nn_pcg_binomial(&g, 1, .7), (1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1), (0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0));
    BOTH(int64_t, nn_pcg_binomial(&g, 20, .4), (9, 7, 4, 4, 10, 11, 9, 9), (10, 8, 10, 9, 5, 12, 10, 10));
    CHECK_INT(nn_pcg_binomial(&g, 1000, .5), -1);
    BOTH(double, nn_pcg_normal(&g), (0.1257302210933933, -0.1321048632913019, 0.6404226504432821, 0.10490011715303971), (0.30471707975443135, -1.0399841062404955, 0.7504511958064572, 0.9405647163912139));
    BOTH(double, nn_pcg_exponential(&g), (0.6799319039689096, 1.0195971014658647, 0.019806662589055352), (2.4042086039659947, 2.3361896558244535, 2.384760999874255));
#define CHOICE(seed, n, k, rep) do { nn_pcg_seed(&g, seed); CHECK_OK(nn_pcg_choice(&g, v, n, k, rep, NULL, &e), e); for (i = 0, sum = 0; i < (k); i++) sum += v[i]; } while (0)
    CHOICE(0, 10, 6, 0); LIST(v, 2, 3, 6, 8, 0, 4);
    CHOICE(42, 10, 6, 0); LIST(v, 6, 4, 8, 9, 3, 0);
    CHOICE(0, 10000, 5, 0); LIST(v, 6367, 5110, 2697, 3078, 8502);
    CHOICE(42, 10000, 5, 0); LIST(v, 7737, 4388, 6544, 892, 4330);
    CHOICE(0, 20000, 400, 0); LIST(v, 1578, 10019, 19629, 2273); CHECK_INT(sum, 4167006);
    CHOICE(42, 20000, 400, 0); LIST(v, 16089, 8881, 13343, 8603); CHECK_INT(sum, 3947491);
    CHOICE(0, 20000, 401, 0); LIST(v, 18929, 11562, 10370, 19176); CHECK_INT(sum, 4180277);
    CHOICE(42, 20000, 401, 0); LIST(v, 19561, 6082, 5498, 3850); CHECK_INT(sum, 3985713);
    CHOICE(0, 10, 8, 1); LIST(v, 8, 6, 5, 2, 3, 0, 0, 0);
    CHOICE(42, 10, 8, 1); LIST(v, 0, 7, 6, 4, 4, 8, 0, 6);
#define CHOICE_P(seed, k, rep) do { nn_pcg_seed(&g, seed); CHECK_OK(nn_pcg_choice_p(&g, v, 4, k, p4, rep, NULL, &e), e); } while (0)
    CHOICE_P(0, 8, 1); LIST(v, 3, 1, 0, 0, 3, 3, 3, 3);
    CHOICE_P(42, 8, 1); LIST(v, 3, 2, 3, 3, 0, 3, 3, 3);
    CHOICE_P(0, 4, 0); LIST(v, 3, 1, 0, 2);
    CHOICE_P(42, 4, 0); LIST(v, 3, 2, 0, 1);
    nn_pcg_seed(&g, 0); nn_pcg_permutation(&g, v, 10); LIST(v, 4, 6, 2, 7, 3, 5, 9, 0, 8, 1);
    nn_pcg_seed(&g, 42); nn_pcg_permutation(&g, v, 10); LIST(v, 5, 6, 0, 7, 3, 2, 4, 9, 1, 8);
    CHECK_INT(nn_pcg_choice(&g, v, 3, 4, 0, NULL, &e), NN_E_ARG); CHECK_INT(nn_pcg_choice(&g, v, 0, 1, 1, NULL, &e), NN_E_ARG);
    CHECK_INT(nn_pcg_choice_p(&g, v, 3, 1, p4, 1, NULL, &e), NN_E_ARG);
#define PLAIN(seed, n, k) do { nn_pcg_seed(&g, seed); CHECK_OK(nn_pcg_choice_unshuffled(&g, big, n, k, NULL, &e), e); for (i = 0, sum = 0; i < (k); i++) sum += big[i]; } while (0)
    PLAIN(0, 10, 6); LIST(big, 4, 3, 6, 2, 8, 0);
    PLAIN(42, 10, 6); LIST(big, 0, 4, 6, 3, 8, 9);
    PLAIN(0, 20000, 1001); LIST(big, 10514, 16018, 4005, 8133); CHECK_INT(sum, 10307452);
    PLAIN(42, 20000, 1001); LIST(big, 15357, 9742, 18275, 6853); CHECK_INT(sum, 10115023);
#define SMALL(seed, n, bits, r) do { nn_pcg_seed(&g, seed); nn_pcg_small(&g, w, n, bits, r); for (i = 0; i < (n); i++) v[i] = w[i]; } while (0)
    SMALL(0, 6, 16, 999); LIST(v, 509, 850, 921, 636, 840, 511);
    SMALL(42, 6, 16, 999); LIST(v, 150, 89, 983, 773, 999, 654);
    SMALL(0, 8, 8, 99); LIST(v, 50, 75, 84, 80, 91, 5, 63, 12);
    SMALL(42, 8, 8, 99); LIST(v, 14, 84, 8, 12, 77, 75, 99, 56);
    SMALL(0, 12, 1, 1); LIST(v, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0);
    SMALL(42, 12, 1, 1); LIST(v, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0);
}
static void default_rng_tails(void)
{
    static const struct { uint64_t seed; size_t tail, top; double xt, xm; } t[2] = { { 0, 303, 36758, -3.772275156122734, 4.731957688635529 }, { 42, 5627, 42665, -4.389114584864837, 5.0072352319089966 } };
    size_t i, k;
    nn_pcg g;
    for (k = 0; k < 2; k++) {
        size_t first = 0, top = 0;
        double best = -9, x;
        nn_pcg_seed(&g, t[k].seed);
        for (i = 0; i < 100000; i++) {
            x = nn_pcg_normal(&g);
            if (!first && fabs(x) > 3.6541528853610088) { first = i; CHECK_EQ(x, t[k].xt); }
            if (x > best) { best = x; top = i; }
        }
        CHECK_INT(first, t[k].tail);
        CHECK_INT(top, t[k].top);
        CHECK_EQ(best, t[k].xm);
    }
}
static void default_rng_buffer(void)
{
    static const uint64_t seed[2] = { 0, 42 };
    static const double w[2][7] = { { 85, 0.2697867137638703, 63, 0.6404226504432821, 2.033055271057058, 0.1752672791481018, 81 },
                                    { 8, 0.4388784397520523, 77, 0.7504511958064572, 3.3947360581187276, 0.20146948099136353, 9 } };
    int k;
    nn_pcg g;
    for (k = 0; k < 2; k++) {
        nn_pcg_seed(&g, seed[k]);
        CHECK_EQ((double)nn_pcg_integers(&g, 0, 100), w[k][0]);
        CHECK_EQ(nn_pcg_random(&g), w[k][1]);
        CHECK_EQ((double)nn_pcg_integers(&g, 0, 100), w[k][2]);
        CHECK_EQ(nn_pcg_normal(&g), w[k][3]);
        CHECK_EQ(nn_pcg_uniform(&g, 2, 4), w[k][4]);
        CHECK_MSG((float)w[k][5] == nn_pcg_random_f32(&g), "random(float32)");
        CHECK_EQ((double)nn_pcg_integers(&g, 0, 100), w[k][6]);
    }
}
/* NumPy's own test sets: seeded through SeedSequence (pcg64) and through init_by_array of SeedSequence's 624 words (mt19937) */
static void numpy_test_sets(void)
{
    const char *dir = test_data();
    char path[1200], line[128];
    FILE *f;
    long n = 0;
    unsigned long long i, v;
    nn_pcg g;
    if (!dir) SKIP("no data files");
    (void)snprintf(path, sizeof path, "%s/extra/numpy-random/pcg64-testset-1.csv", dir);
    f = fopen(path, "rb");
    CHECK(f != NULL);
    nn_pcg_seed(&g, 0xdeadbeaf);
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "%llu, 0x%llx", &i, &v) == 2) { CHECK_MSG(nn_pcg_u64(&g) == v, "pcg64 word %llu", i); n++; }
    if (f) fclose(f);
    CHECK_INT(n, 1000);
    (void)snprintf(path, sizeof path, "%s/extra/numpy-random/mt19937-testset-1.csv", dir);
    f = fopen(path, "rb");
    CHECK(f != NULL);
    n = 0;
    {
        uint32_t words[624];
        nn_mt s;
        nni_seed_sequence(words, 624, (const uint32_t[]){ 0xdeadbeaf }, 1);
        /* MT19937(SeedSequence): the words are the state itself, the first one replaced */
        nn_mt_seed(&s, 0);
        memcpy(s.mt, words, sizeof words);
        s.mt[0] = 0x80000000;
        s.pos = 623;
        while (f && fgets(line, sizeof line, f))
            if (sscanf(line, "%llu, 0x%llx", &i, &v) == 2) { CHECK_MSG(nn_mt_u32(&s) == v, "mt19937 word %llu", i); n++; }
    }
    if (f) fclose(f);
    CHECK_INT(n, 1000);
}
static void no_memory(void)
{
    test_heap h = { 0 };
    nn_alloc a = test_heap_hooks(&h);
    nn_pcg g, g0;
    int64_t v[500];
    static const double p4[] = { .25, .25, .25, .25 };
    nn_error e = NN_ZERO;
    h.fail_at = 1;
    nn_pcg_seed(&g, 1);
    g0 = g;
    CHECK_INT(nn_pcg_choice(&g, v, 100, 10, 0, &a, &e), NN_E_NOMEM);
    h.calls = 0; CHECK_INT(nn_pcg_choice(&g, v, 20000, 500, 0, &a, &e), NN_E_NOMEM);
    h.calls = 0; CHECK_INT(nn_pcg_choice_p(&g, v, 4, 2, p4, 0, &a, &e), NN_E_NOMEM);
    CHECK(memcmp(&g, &g0, sizeof g) == 0);
    CHECK_INT(h.live, 0);
}
int main(void)
{
    RUN(philox_known_answers);
    RUN(the_suites_own_stream);
    RUN(draws_in_batches);
    RUN(randomstate);
    RUN(torch_generator);
    RUN(ziggurat_tables);
    RUN(default_rng);
    RUN(default_rng_tails);
    RUN(default_rng_buffer);
    RUN(numpy_test_sets);
    RUN(no_memory);
    return test_report();
}
