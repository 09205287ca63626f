/* tests/test_pattern.c - nn_data.h [PATTERN]: counts by formula and by enumeration, unranking as a bijection, parts, sets */
#define NN_IMPLEMENTATION
#include "../nn_data.h"
#include "nn_test.h"

static nn_pattern_use use(int id, int token) { nn_pattern_use u; u.id = (nn_pattern)id; u.token = token; return u; }
static size_t ipow(size_t b, size_t e) { size_t r = 1; while (e--) r *= b; return r; }
static void digits(size_t x, unsigned V, unsigned L, uint8_t *q) { while (L) { q[--L] = (uint8_t)(x % V); x /= V; } }

/* the membership rules once more, written from the document in another way, as the oracle */
static int oracle(unsigned V, unsigned L, int id, int token, const uint8_t *q)
{
    unsigned i, j, n;
    (void)V;
    switch (id) {
    case 0: for (i = 0; i < L; i++) for (j = 0; j < L; j++) if (q[i] != q[j]) return 0; return 1;
    case 1: for (i = 0; i < L; i++) if (q[i] != q[L - i - 1]) return 0; return 1;
    case 2: case 10: for (i = 0; i < L; i++) for (j = i; j < L; j++) if (q[i] > q[j]) return 0; return 1;
    case 3: case 11: for (i = 0; i < L; i++) for (j = i; j < L; j++) if (q[i] < q[j]) return 0; return 1;
    case 4: for (i = 0; i < L; i++) if (q[i] != q[i % 2]) return 0; return q[0] != q[1];
    case 5: for (i = 0; i + 2 < L; i++) if (q[i] == 0 && q[i + 1] == 1 && q[i + 2] == 2) return 1; return 0;
    case 6: return token < 0 || q[0] == token;
    case 7: return token < 0 || q[L - 1] == token;
    case 8: for (i = 0; i < L; i++) for (j = 0; j < i; j++) if (q[i] == q[j]) return 0; return 1;
    case 9: for (i = 0; i < L; i++) { for (n = j = 0; j < L; j++) n += q[i] == q[j]; if (n >= L / 2 + 1) return 1; } return 0;
    case 12: for (i = 1; i < L; i++) if ((strchr("AEIOU", 'A' + q[i]) != NULL) == (strchr("AEIOU", 'A' + q[i - 1]) != NULL)) return 0; return 1;
    case 13: return q[0] == q[L - 1];
    case 14: for (n = 0, i = 1; i < L; i++) if (q[i] > q[n]) n = i;             /* the first maximum */
             for (i = 1; i <= n; i++) if (q[i] < q[i - 1]) return 0;
             for (i = n + 1; i < L; i++) if (q[i] > q[i - 1]) return 0;
             return 1;
    }
    return 0;
}

static void counts_at_seven(void)
{
    static const unsigned want[15] = { 7, 2401, 1716, 1716, 42, 11984, 117649, 117649, 5040, 58513, 1716, 1716, 7000, 117649, 30738 };
    nn_pattern_space s;
    nn_error e = NN_ZERO;
    size_t got[15] = { 0 }, x;
    int p;
    uint8_t q[7];
    char buf[40];
    CHECK_OK(nn_pattern_space_make(&s, 7, 7, &e), e);
    for (x = 0; x < 823543; x++) {
        digits(x, 7, 7, q);
        for (p = 0; p < 15; p++) got[p] += (size_t)nn_pattern_match(&s, use(p, 2), q);
    }
    for (p = 0; p < 15; p++) {
        CHECK_INT(got[p], want[p]);
        CHECK_INT(nn_pattern_size(&s, use(p, 2)).lo, want[p]);
    }
    CHECK_INT(nn_pattern_size(&s, use(NN_PATTERN_STARTS_WITH, -1)).lo, 823543);
    CHECK_OK(nn_pattern_space_make(&s, 26, 20, &e), e);      /* beyond 64 bits, against exact values computed elsewhere (Python integers) */
    CHECK_STR(nn_count_text(buf, s.power[20]), "19928148895209409152340197376");
    CHECK_STR(nn_count_text(buf, nn_pattern_size(&s, use(NN_PATTERN_NO_REPEATS, 0))), "560127029342507827200000");
    CHECK_NEAR(nn_count_f64(s.power[20]), 1.992814889520941e28, 1e14);
    CHECK(nn_pattern_space_make(&s, 4, 7, &e) == NN_E_ARG && strstr(e.msg, "vocab_size, expected 5 to 26, got 4"));
    CHECK(nn_pattern_space_make(&s, 7, 21, &e) == NN_E_ARG && strstr(e.msg, "sequence_length, expected 4 to 20, got 21"));
}

/* Over every space that can be listed quickly: counts, unranking (each sequence of the set exactly once: so draws by uniform
 * rank are uniform), and containment. */
static void small_spaces(void)
{
    static const unsigned V_of[] = { 5, 6, 7, 9, 5, 6, 7, 5 }, L_of[] = { 4, 4, 4, 4, 5, 5, 5, 6 };
    size_t c;
    for (c = 0; c < sizeof V_of / sizeof *V_of; c++) {
        const unsigned V = V_of[c], L = L_of[c];
        const size_t n = ipow(V, L);
        nn_pattern_space s;
        nn_error e = NN_ZERO;
        uint8_t q[20];
        uint16_t *in = (uint16_t *)calloc(n, 2);
        unsigned char *hit = (unsigned char *)malloc(n);
        size_t x, y, r;
        int p, o;
        CHECK_OK(nn_pattern_space_make(&s, V, L, &e), e);
        for (x = 0; x < n; x++) {
            digits(x, V, L, q);
            for (p = 0; p < 15; p++) {
                int m = nn_pattern_match(&s, use(p, 3), q);
                CHECK_MSG(m == oracle(V, L, p, 3, q), "V %u L %u pattern %d sequence %zu", V, L, p, x);
                if (m) in[x] = (uint16_t)(in[x] | 1u << p);
            }
        }
        for (p = 0; p < 15; p++) {
            nn_count size = nn_pattern_size(&s, use(p, 3));
            size_t found = 0, last = 0;
            memset(hit, 0, n);
            for (x = 0; x < n; x++) found += in[x] >> p & 1u;
            CHECK_MSG(found == size.lo && size.hi == 0, "V %u L %u pattern %d: %zu listed, %zu counted", V, L, p, found, (size_t)size.lo);
            for (r = 0; r < found; r++) {
                nn_count rank;
                rank.hi = 0;
                rank.lo = r;
                nn_pattern_unrank(&s, use(p, 3), rank, q);
                for (x = y = 0; y < L; y++) x = x * V + q[y];
                CHECK_MSG(x < n && (in[x] >> p & 1u) && !hit[x], "V %u L %u pattern %d rank %zu", V, L, p, r);
                CHECK_MSG(r == 0 || p == NN_PATTERN_HAS_MAJORITY || x > last, "V %u L %u pattern %d rank %zu: order", V, L, p, r);
                last = x;
                if (x < n) hit[x] = 1;
            }
            for (o = 0; o < 15; o++) {
                int within = 1;
                for (x = 0; x < n && within; x++) within = !(in[x] >> p & 1u) || (in[x] >> o & 1u);
                CHECK_MSG(nn_pattern_within(&s, use(p, 3), use(o, 3)) == within, "V %u L %u: %d within %d", V, L, p, o);
            }
        }
        free(in);
        free(hit);
    }
}

/* every vocabulary and length: a draw is a member and names its own rank's neighbourhood; sizes follow a second formula */
static void draws_are_members(void)
{
    unsigned V, L;
    int p, i;
    for (V = 5; V <= 26; V++) for (L = 4; L <= 20; L++) {
        nn_pattern_space s;
        nn_error e = NN_ZERO;
        uint8_t q[20];
        char text[24];
        CHECK_OK(nn_pattern_space_make(&s, V, L, &e), e);
        for (p = 0; p < 15; p++) {
            nn_rng rng = nn_rng_make(11, NN_STREAM_USER, V * 100 + L);
            nn_count n = nn_pattern_size(&s, use(p, 4));
            if (p == NN_PATTERN_NO_REPEATS && L > V) { CHECK(n.hi == 0 && n.lo == 0); continue; }
            CHECK(nni_count_less(n, s.power[L]));
            for (i = 0; i < 12; i++) {
                unsigned k;
                if (i == 0) nn_pattern_unrank(&s, use(p, 4), nni_count_sub(n, nni_count(1)), q);      /* the last rank */
                else nn_pattern_draw(&s, use(p, 4), &rng, q);
                for (k = 0; k < L; k++) CHECK(q[k] < V);
                CHECK_MSG(nn_pattern_match(&s, use(p, 4), q) && oracle(V, L, p, 4, q), "V %u L %u pattern %d draw %d", V, L, p, i);
            }
            CHECK(nn_pattern_seq_parse(&s, nn_pattern_seq_text(&s, q, text), q) && !nn_pattern_seq_parse(&s, "abc", q));
        }
    }
}

/* chi-square of draws over the listable sets at 5/4: with k - 1 degrees of freedom, within 5 sigma */
static void draws_are_uniform(void)
{
    nn_pattern_space s;
    nn_error e = NN_ZERO;
    int p;
    CHECK_OK(nn_pattern_space_make(&s, 5, 4, &e), e);
    for (p = 0; p < 15; p++) {
        nn_rng rng = nn_rng_make(5, NN_STREAM_USER, (uint64_t)p);
        size_t cells = (size_t)nn_pattern_size(&s, use(p, 1)).lo, n = cells * 200, i, count[625] = { 0 };
        double chi = 0, d;
        uint8_t q[4];
        for (i = 0; i < n; i++) {
            nn_pattern_draw(&s, use(p, 1), &rng, q);
            count[q[0] * 125 + q[1] * 25 + q[2] * 5 + q[3]]++;
        }
        for (i = 0; i < 625; i++) if (count[i]) { d = (double)count[i] - 200.0; chi += d * d / 200.0; } 
        for (i = 0; i < 625; i++) cells -= count[i] > 0;
        CHECK_INT(cells, 0);                                             /* every member was drawn */
        d = (double)(n / 200 - 1);
        CHECK_MSG(fabs(chi - d) < 5 * sqrt(2 * d), "pattern %d: chi-square %.1f at %.0f degrees of freedom", p, chi, d);
    }
}

static void parts(void)
{
    static const unsigned V_of[] = { 5, 6, 7, 26 }, L_of[] = { 4, 5, 7, 4 };
    size_t c, seed;
    for (c = 0; c < 4; c++) for (seed = 0; seed < 60; seed++) {
        nn_pattern_space s;
        nn_pattern_parts parts, again;
        nn_error e = NN_ZERO;
        int p;
        uint8_t q[20];
        CHECK_OK(nn_pattern_space_make(&s, V_of[c], L_of[c], &e), e);
        nn_pattern_parts_make(&parts, &s, seed);
        nn_pattern_parts_make(&again, &s, seed);
        CHECK(memcmp(&parts, &again, sizeof parts) == 0);
        for (p = 0; p < 15; p++) {
            nn_count n = nn_pattern_size(&s, use(p, -1)), r = { 0, 0 };
            size_t held = 0;
            if (n.hi || n.lo >= 40) continue;
            for (; r.lo < n.lo; r.lo++) { nn_pattern_unrank(&s, use(p, -1), r, q); held += (size_t)nn_pattern_held_out(&parts, &s, q); }
            CHECK_MSG(n.lo == 0 || (held >= 2 && n.lo - held >= 2), "V %u L %u seed %zu pattern %d: %zu of %zu held out", V_of[c], L_of[c], seed, p, held, (size_t)n.lo);
        }
        if (seed == 0) {                                                     /* one in four */
            nn_rng rng = nn_rng_make(1, NN_STREAM_USER, c);
            size_t held = 0, i;
            for (i = 0; i < 4000; i++) { nn_pattern_draw(&s, use(NN_PATTERN_STARTS_WITH, -1), &rng, q); held += (size_t)nn_pattern_held_out(&parts, &s, q); }
            CHECK_MSG(held > 860 && held < 1140, "%zu of 4000 held out", held);
        }
    }
}

static void choosing(void)
{
    nn_pattern_space s;
    nn_error e = NN_ZERO;
    nn_pattern all[15], twin[3] = { NN_PATTERN_INCREASING_PAIRS, NN_PATTERN_SORTED_ASCENDING, NN_PATTERN_PALINDROME };
    nn_pattern_use out[15];
    size_t n, i, j, sizes[16] = { 0 }, seen[15] = { 0 };
    for (i = 0; i < 15; i++) all[i] = (nn_pattern)i;
    CHECK_OK(nn_pattern_space_make(&s, 7, 7, &e), e);
    for (i = 0; i < 2000; i++) {
        nn_rng rng = nn_rng_make(3, NN_STREAM_USER, i);
        CHECK_OK(nn_pattern_choose(out, &n, &s, all, 15, 2, 5, 0, &rng, &e), e);
        CHECK(n >= 2 && n <= 5);
        sizes[n]++;
        for (j = 0; j < n; j++) {
            CHECK(j == 0 || out[j].id > out[j - 1].id);
            CHECK(nn_pattern_set_of(out[j].id) == out[j].id);                /* equal sets count once, under the first name */
            CHECK((out[j].token >= 0 && out[j].token < 7) == (out[j].id == NN_PATTERN_STARTS_WITH || out[j].id == NN_PATTERN_ENDS_WITH));
            seen[out[j].id]++;
        }
    }
    for (i = 2; i <= 5; i++) CHECK(sizes[i] > 420 && sizes[i] < 580);
    for (i = 0; i < 15; i++) if (i != 10 && i != 11) CHECK(seen[i] > 460 && seen[i] < 620);      /* 2000 * 3.5 / 13 = 538 */
    { nn_rng rng = nn_rng_make(3, NN_STREAM_USER, 0);
      CHECK_OK(nn_pattern_choose(out, &n, &s, twin, 3, 2, 5, 0, &rng, &e), e);
      CHECK(n == 2 && out[0].id == NN_PATTERN_PALINDROME && out[1].id == NN_PATTERN_INCREASING_PAIRS);
      CHECK(nn_pattern_choose(out, &n, &s, twin, 3, 3, 5, 0, &rng, &e) == NN_E_ARG);
      CHECK_OK(nn_pattern_space_make(&s, 5, 7, &e), e);
      CHECK(nn_pattern_choose(out, &n, &s, all, 15, 2, 5, 0, &rng, &e) == NN_E_ARG && strstr(e.msg, "'no_repeats' has no sequence of length 7 over 5 letters")); }
    { size_t each, neg;
      nn_pattern_sizes(&each, &neg, 3, 10, 0.5, 500, 2500);  CHECK_INT(each, 111); CHECK_INT(neg, 166);
      nn_pattern_sizes(&each, &neg, 5, 100, 0.5, 500, 600);  CHECK_INT(each, 100); CHECK_INT(neg, 100);
      nn_pattern_sizes(&each, &neg, 5, 100, 0.5, 500, 400);  CHECK_INT(each, 100); CHECK_INT(neg, 0);
      nn_pattern_sizes(&each, &neg, 2, 10, 0.0, 500, 2500);  CHECK_INT(each, 250); CHECK_INT(neg, 0); }
    { char buf[32];
      nn_pattern_use u;
      CHECK_STR(nn_pattern_label(buf, use(NN_PATTERN_STARTS_WITH, 2)), "starts_with:C");
      CHECK(nn_pattern_use_parse(&u, "ends_with:B") && u.id == NN_PATTERN_ENDS_WITH && u.token == 1);
      CHECK(nn_pattern_use_parse(&u, "palindrome") && !nn_pattern_use_parse(&u, "palindrome:A") && !nn_pattern_use_parse(&u, "ends_with:b") && !nn_pattern_use_parse(&u, "x")); }
}

static void sets(void)
{
    size_t k;
    for (k = 0; k < 60; k++) {
        nn_pattern_space s;
        nn_pattern_parts parts;
        nn_pattern_set train = NN_ZERO, held = NN_ZERO;
        nn_pattern_set_desc d = NN_ZERO;
        nn_pattern all[15];
        nn_pattern_use uses[15];
        nn_error e = NN_ZERO;
        size_t n, i, j;
        nn_rng rng = nn_rng_make(k, NN_STREAM_USER, 0);
        for (i = 0; i < 15; i++) all[i] = (nn_pattern)i;
        CHECK_OK(nn_pattern_space_make(&s, 7, 7, &e), e);
        CHECK_OK(nn_pattern_choose(uses, &n, &s, all, 15, 2, 5, 0, &rng, &e), e);
        nn_pattern_parts_make(&parts, &s, k);
        d.space = &s; d.patterns = uses; d.n_patterns = n; d.each = 40; d.negatives = 50; d.parts = &parts; d.seed = k;
        CHECK_OK(nn_pattern_set_make(&train, &d, &e), e);
        d.held_out = 1; d.index = 1;
        CHECK_OK(nn_pattern_set_make(&held, &d, &e), e);
        CHECK_INT(train.tokens.shape[0], 40 * n + 50);
        for (i = 0; i < train.tokens.shape[0]; i++) {
            const uint8_t *q = (const uint8_t *)train.tokens.data + i * 7, *h = (const uint8_t *)held.tokens.data + i * 7;
            int src = ((int32_t *)train.source.data)[i], any = 0;
            CHECK(!nn_pattern_held_out(&parts, &s, q) && nn_pattern_held_out(&parts, &s, h));
            for (j = 0; j < n; j++) any |= nn_pattern_match(&s, uses[j], q);
            CHECK(src >= 0 ? nn_pattern_match(&s, uses[src], q) && nn_f32(&train.label)[i] == 1.0f : !any && nn_f32(&train.label)[i] == 0.0f);
            for (j = 0; j < train.tokens.shape[0]; j++) CHECK(memcmp(q, (const uint8_t *)held.tokens.data + j * 7, 7) != 0);
        }
        { size_t rows, flips, got = 0;                                       /* exactly floor(rate n) of the target's rows */
          float y[512];
          memcpy(y, train.label.data, train.label.shape[0] * sizeof *y);
          CHECK_OK(nn_pattern_corrupt(y, (int32_t *)train.source.data, train.label.shape[0], 1, 0.3, k, 0, &rows, &flips, NULL, &e), e);
          CHECK_INT(rows, 40);
          CHECK_INT(flips, 12);
          for (i = 0; i < train.label.shape[0]; i++) if (y[i] != nn_f32(&train.label)[i]) { got++; CHECK_INT(((int32_t *)train.source.data)[i], 1); }
          CHECK_INT(got, 12); }
        nn_pattern_set_free(&train);
        nn_pattern_set_free(&held);
    }
    { nn_pattern_space s;                                                    /* patterns that cover the space: no negative exists */
      nn_pattern_set_desc d = NN_ZERO;
      nn_pattern_set out = NN_ZERO;
      nn_pattern_use u = use(NN_PATTERN_STARTS_WITH, -1);
      nn_error e = NN_ZERO;
      CHECK_OK(nn_pattern_space_make(&s, 5, 4, &e), e);
      d.space = &s; d.patterns = &u; d.n_patterns = 1; d.each = 1; d.negatives = 1;
      CHECK(nn_pattern_set_make(&out, &d, &e) == NN_E_LIMIT && !out.tokens.data); }
}

/* One in four is held out, a fifth of the others validates; the parts of a small set by number. */
static void three_parts(void)
{
    nn_pattern_space s;
    nn_pattern_parts parts;
    nn_error e = NN_ZERO;
    nn_rng rng = nn_rng_make(3, NN_STREAM_USER, 0);
    size_t in[3] = { 0, 0, 0 }, same[3] = { 0, 0, 0 }, i;
    nn_count r = { 0, 0 };
    uint8_t q[20];
    CHECK_OK(nn_pattern_space_make(&s, 7, 7, &e), e);
    nn_pattern_parts_three(&parts, &s, 11, 0.2);
    for (i = 0; i < 8000; i++) {
        nn_pattern_draw(&s, use(NN_PATTERN_STARTS_WITH, -1), &rng, q);
        in[nn_pattern_part(&parts, &s, q)]++;
    }
    CHECK_MSG(in[1] > 1840 && in[1] < 2160 && in[2] > 1070 && in[2] < 1330, "%zu train, %zu held out, %zu validate of 8000",
              in[0], in[1], in[2]);
    for (; r.lo < 7; r.lo++) {
        nn_pattern_unrank(&s, use(NN_PATTERN_ALL_SAME, -1), r, q);
        same[nn_pattern_part(&parts, &s, q)]++;
    }
    CHECK(same[1] == 2 && same[2] == 1 && same[0] == 4);
    nn_pattern_parts_three(&parts, &s, 11, 0.0);
    for (i = 0; i < 2000; i++) {
        nn_pattern_draw(&s, use(NN_PATTERN_STARTS_WITH, -1), &rng, q);
        CHECK(nn_pattern_part(&parts, &s, q) != 2);
    }
}

/* nn_pattern_set_distinct: every row once, as many as asked where the space has them, counted per pattern */
static void distinct_sets(void)
{
    static const nn_pattern_use uses[2] = { { NN_PATTERN_ALL_SAME, -1 }, { NN_PATTERN_SORTED_ASCENDING, -1 } };
    nn_pattern_space s;
    nn_pattern_set_desc d = NN_ZERO;
    nn_pattern_set r = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, j, seen[3] = { 0, 0, 0 };
    CHECK_OK(nn_pattern_space_make(&s, 7, 7, &e), e);
    d.space = &s;
    d.patterns = uses;
    d.n_patterns = 2;
    d.each = 30;
    d.negatives = 40;
    d.seed = 4;
    CHECK_OK(nn_pattern_set_distinct(&r, &d, &e), e);
    if (!r.tokens.data) return;
    CHECK_INT(r.rows[0], 7);                                     /* all that there are */
    CHECK_INT(r.rows[1], 30);
    CHECK_INT(r.rows[NN_PATTERN_COUNT], 40);
    CHECK_INT(r.distinct[NN_PATTERN_COUNT], 40);
    CHECK_INT(r.tokens.shape[0], 77);
    for (i = 0; i < r.tokens.shape[0]; i++) {
        const uint8_t *q = (const uint8_t *)r.tokens.data + i * 7;
        const int32_t source = ((const int32_t *)r.source.data)[i];
        seen[source < 0 ? 2 : source]++;
        CHECK(nn_f32(&r.label)[i] == (source < 0 ? 0.0f : 1.0f));
        if (source < 0) CHECK(!nn_pattern_match(&s, uses[0], q) && !nn_pattern_match(&s, uses[1], q));
        else CHECK(nn_pattern_match(&s, uses[source], q));
        for (j = 0; j < i; j++) CHECK(memcmp(q, (const uint8_t *)r.tokens.data + j * 7, 7) != 0);
    }
    CHECK(seen[0] == 7 && seen[1] == 30 && seen[2] == 40);
    nn_pattern_set_free(&r);
}

static void pools(void)
{
    static const size_t want[15] = { 7, 250, 181, 181, 14, 1010, 1010, 1010, 514, 1010, 181, 181, 710, 1010, 1010 };
    nn_pattern_space s;
    nn_pattern_pools p = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, j, k;
    CHECK_OK(nn_pattern_space_make(&s, 7, 7, &e), e);
    CHECK_OK(nn_pattern_pools_make(&p, &s, NULL, &e), e);
    CHECK_INT(p.total, 8279);
    for (i = 0; i < 15; i++) {
        CHECK_INT(p.count[i], want[i]);
        for (j = 0; j < p.count[i]; j++) CHECK(nn_pattern_match(&s, use((int)i, -1), p.seqs + (p.first[i] + j) * 7));
    }
    for (i = 0; i < p.total; i += 37) for (k = 0; k < p.total; k++) CHECK(i == k || memcmp(p.seqs + i * 7, p.seqs + k * 7, 7) != 0);
    nn_pattern_pools_free(&p);
}

static void memory_fails_cleanly(void)
{
    long k;
    for (k = 1; k < 20; k++) {
        test_heap h = { 0 };
        nn_pattern_space s;
        nn_pattern_use u = use(NN_PATTERN_PALINDROME, -1);
        nn_pattern_set out = NN_ZERO;
        nn_pattern_set_desc d = NN_ZERO;
        nn_error e = NN_ZERO;
        nn_status st;
        h.fail_at = k;
        CHECK_OK(nn_pattern_space_make(&s, 7, 7, &e), e);
        d.space = &s; d.patterns = &u; d.n_patterns = 1; d.each = 5; d.negatives = 5; d.alloc = test_heap_hooks(&h);
        st = nn_pattern_set_make(&out, &d, &e);
        CHECK(st == NN_OK || st == NN_E_NOMEM);
        if (st == NN_OK) { nn_pattern_set_free(&out); CHECK(k > 3); }
        CHECK_INT(h.live, 0);
        if (st == NN_OK) break;
    }
}

int main(void)
{
    RUN(counts_at_seven);
    RUN(small_spaces);
    RUN(draws_are_members);
    RUN(draws_are_uniform);
    RUN(parts);
    RUN(choosing);
    RUN(sets);
    RUN(three_parts);
    RUN(distinct_sets);
    RUN(pools);
    RUN(memory_fails_cleanly);
    return test_report();
}
