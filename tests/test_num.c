/* tests/test_num.c - nn_fmt.h [NUM]: text to double and float and back, exactly.
 * `build/test_num exhaustive` prints and reads back all 2^32 floats (make test-exhaustive). */
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include <locale.h>

static int exhaustive;

static void parse_f64(void)
{
    static const struct { const char *text; uint64_t bits; size_t used; } t[] = {
        { "0", 0, 1 }, { "-0", 0x8000000000000000u, 2 }, { "1", 0x3ff0000000000000u, 1 }, { "+1.5", 0x3ff8000000000000u, 4 },
        { ".5", 0x3fe0000000000000u, 2 }, { "5.", 0x4014000000000000u, 2 }, { "1e5", 0x40f86a0000000000u, 3 },
        { "1e", 0x3ff0000000000000u, 1 }, { "1e+", 0x3ff0000000000000u, 1 }, { "1x", 0x3ff0000000000000u, 1 },
        { "0.1", 0x3fb999999999999au, 3 }, { "1e23", 0x44b52d02c7e14af6u, 4 },
        /* halfway: 2^53 + 1 to even, and a hair to either side */
        { "9007199254740993", 0x4340000000000000u, 16 }, { "9007199254740993.0000000000000000000000000001", 0x4340000000000001u, 45 },
        { "9007199254740992.9999999999999999999999999999", 0x4340000000000000u, 45 }, { "9007199254740995", 0x4340000000000002u, 16 },
        /* the ends of the range */
        { "5e-324", 1, 6 }, { "4.9406564584124654e-324", 1, 23 }, { "2.4703282292062327e-324", 0, 23 }, { "2.4703282292062328e-324", 1, 23 },
        { "2.2250738585072011e-308", 0x000fffffffffffffu, 23 }, { "2.2250738585072014e-308", 0x0010000000000000u, 23 },
        { "1.7976931348623157e308", 0x7fefffffffffffffu, 22 }, { "1.7976931348623158e308", 0x7fefffffffffffffu, 22 },
        { "1.7976931348623159e308", 0x7ff0000000000000u, 22 }, { "1e400", 0x7ff0000000000000u, 5 }, { "-1e400", 0xfff0000000000000u, 6 },
        { "1e-400", 0, 6 }, { "0e999999999999999999999", 0, 23 }, { "1e-99999999999999999999999", 0, 26 },
        { "6.631236846766476e-316", 0x0000000008000000u, 22 }, { "3.237883913302901e-319", 0xffffu, 22 },
        { "inf", 0x7ff0000000000000u, 3 }, { "-Infinity", 0xfff0000000000000u, 9 }, { "INF", 0x7ff0000000000000u, 3 },
        { "nan", 0x7ff8000000000000u, 3 }, { "-NaN", 0x7ff8000000000000u, 4 }, { "infinit", 0x7ff0000000000000u, 3 }
    };
    static const char *const none[] = { "", "+", "-", ".", "e5", "-.e1", "x", " 1", "++1", "in", "na" };
    size_t i;
    double v;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        size_t used;
        used = nn_f64_parse(t[i].text, strlen(t[i].text), &v);
        CHECK_MSG(used == t[i].used && nni_f64_bits(v) == t[i].bits, "'%s': got %016llx using %zu, expected %016llx using %zu", t[i].text,
                  (unsigned long long)nni_f64_bits(v), used, (unsigned long long)t[i].bits, t[i].used);
    }
    for (i = 0; i < sizeof none / sizeof none[0]; i++) CHECK_MSG(nn_f64_parse(none[i], strlen(none[i]), &v) == 0, "'%s' is no number", none[i]);
    CHECK_INT(nn_f64_parse("123456", 3, &v), 3);         /* n is respected */
    CHECK_NEAR(v, 123, 0);
}

/* Long texts: the midpoint of two neighbours written out, exactly and with a digit far behind. */
static void parse_long(void)
{
    char t[2000];
    double v;
    size_t n;
    /* 2^-1075 (half the least subnormal) has 751 significant digits; from the big-integer printer of nn_f64_fixed in pieces */
    strcpy(t, "1");
    memset(t + 1, '0', 1000);
    strcpy(t + 1001, "e-1000");
    CHECK_INT(nn_f64_parse(t, strlen(t), &v), 1007);
    CHECK_NEAR(v, 1, 0);
    strcpy(t, "0.");
    memset(t + 2, '0', 999);
    strcpy(t + 1001, "1e1000");
    (void)nn_f64_parse(t, strlen(t), &v);
    CHECK_NEAR(v, 1, 0);
    strcpy(t, "9007199254740993.");
    memset(t + 17, '0', 1200);
    t[1217] = 0;
    (void)nn_f64_parse(t, 1217, &v);
    CHECK_NEAR(v, 9007199254740992.0, 0);
    t[1216] = '1';
    (void)nn_f64_parse(t, 1217, &v);
    CHECK_NEAR(v, 9007199254740994.0, 0);
    n = nn_f64_fixed(t, sizeof t, 1.7976931348623157e308, 0);   /* 309 digits */
    CHECK_INT(n, 309);
    CHECK_INT(nn_f64_parse(t, n, &v), 309);
    CHECK(nni_f64_bits(v) == 0x7fefffffffffffffu);
}

static void parse_f32(void)
{
    static const struct { const char *text; uint32_t bits; } t[] = {
        { "0.1", 0x3dcccccdu }, { "16777217", 0x4b800000u }, { "16777217.0000001", 0x4b800001u }, { "3.4028235e38", 0x7f7fffffu },
        { "3.4028235677973366e38", 0x7f7fffffu }, { "3.40282356779733661637539395458142568447e38", 0x7f7fffffu },
        { "3.40282356779733661637539395458142568448e38", 0x7f800000u }, { "1e-45", 1 }, { "7.006492321624085e-46", 0 },
        { "7.006492321624086e-46", 1 }, { "1.17549435e-38", 0x00800000u },
        /* rounding through double would go wrong here: just above a midpoint of floats, but a double rounds onto it */
        { "1.00000005960464477539062500000000000001", 0x3f800001u }, { "1.000000059604644775390625", 0x3f800000u },
        { "1.00000017881393432617187499999999999999", 0x3f800001u }, { "nan", 0x7fc00000u }, { "-inf", 0xff800000u }
    };
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        float f = 0;
        size_t used = nn_f32_parse(t[i].text, strlen(t[i].text), &f);
        CHECK_MSG(used == strlen(t[i].text) && nni_f32_bits(f) == t[i].bits, "'%s': got %08x, expected %08x", t[i].text, (unsigned)nni_f32_bits(f), (unsigned)t[i].bits);
    }
}

static void print_f64(void)
{
    static const struct { double v; const char *text; } t[] = {
        { 0.0, "0.0" }, { -0.0, "-0.0" }, { 1, "1.0" }, { -1.5, "-1.5" }, { 0.1, "0.1" }, { 0.30000000000000004, "0.30000000000000004" },
        { 1e15, "1000000000000000.0" }, { 1e16, "1e+16" }, { 123456789012345680.0, "1.2345678901234568e+17" }, { 0.0001, "0.0001" }, { 0.00001, "1e-05" },
        { 0.00012345678901234567, "0.00012345678901234567" }, { 5e-324, "5e-324" }, { 1.7976931348623157e308, "1.7976931348623157e+308" },
        { 2.2250738585072014e-308, "2.2250738585072014e-308" }, { 9007199254740993.0, "9007199254740992.0" }, { 1e22, "1e+22" }, { 1e23, "1e+23" },
        { 9.5e-5, "9.5e-05" }, { 2e-44, "2e-44" }, { 1e100, "1e+100" }, { 2251799813685248.5, "2251799813685248.5" }, { 9007199254740991.0, "9007199254740991.0" }
    };
    char b[NN_NUM_BYTES];
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        size_t n = nn_f64_print(b, t[i].v);
        CHECK_STR(b, t[i].text);
        CHECK_INT(n, strlen(t[i].text));
    }
    nn_f64_print(b, nni_bits_f64(0x7ff8000000000000u)); CHECK_STR(b, "nan");
    nn_f64_print(b, nni_bits_f64(0xfff8000000000001u)); CHECK_STR(b, "nan");
    nn_f64_print(b, nni_bits_f64(0x7ff0000000000000u)); CHECK_STR(b, "inf");
    nn_f64_print(b, nni_bits_f64(0xfff0000000000000u)); CHECK_STR(b, "-inf");
    nn_f32_print(b, 0.1f);          CHECK_STR(b, "0.1");
    nn_f32_print(b, 16777216.0f);   CHECK_STR(b, "16777216.0");
    nn_f32_print(b, 3.4028235e38f); CHECK_STR(b, "3.4028235e+38");
    nn_f32_print(b, 1e-45f);        CHECK_STR(b, "1e-45");
    nn_f32_print(b, -0.0f);         CHECK_STR(b, "-0.0");
}

/* Random doubles: read back equal, and one digit less does not read back (so it is shortest). */
static void round_trip_f64(void)
{
    uint64_t s = 88172645463325252u;
    long i;
    for (i = 0; i < 1000000; i++) {
        char b[NN_NUM_BYTES];
        uint64_t bits;
        double v, back = 0;
        size_t n;
        s ^= s << 13; s ^= s >> 7; s ^= s << 17;
        bits = s;
        if ((bits >> 52 & 2047) == 2047) bits ^= (uint64_t)1 << 60;
        if (i & 1) bits = (bits & 0x800fffffffffffffu) | (uint64_t)(1023 - 12 + (bits >> 52) % 24) << 52;
        v = nni_bits_f64(bits);
        n = nn_f64_print(b, v);
        if (nn_f64_parse(b, n, &back) != n || nni_f64_bits(back) != bits) { TEST_FAIL("%016llx prints as %s", (unsigned long long)bits, b); return; }
        if (i % 16 == 0) {
            char shorter[64];
            int digits = 0, k;
            for (k = 0; b[k] && b[k] != 'e'; k++) if (b[k] >= '0' && b[k] <= '9' && (digits || b[k] != '0')) digits++;
            if (digits > 2 && b[k - 1] != '0') {
                (void)snprintf(shorter, sizeof shorter, "%.*e", digits - 2, v);
                CHECK_MSG(strtod(shorter, NULL) != v, "%s is not shortest", b);
            }
        }
    }
}

static void round_trip_f32(void)
{
    long long failed = 0, stride = exhaustive ? 1 : 64, i;
#ifdef _OPENMP
#pragma omp parallel for reduction(+:failed) schedule(static, 65536)
#endif
    for (i = 0; i < 4294967296LL; i += stride) {
        char b[NN_NUM_BYTES];
        uint32_t bits = (uint32_t)(i + (exhaustive ? 0 : (i >> 16) & 63));
        float v = nni_bits_f32(bits), back = 0;
        size_t n = nn_f32_print(b, v);
        uint32_t want = v == v ? bits : 0x7fc00000u;
        if (nn_f32_parse(b, n, &back) != n || nni_f32_bits(back) != want) failed++;
    }
    CHECK_INT(failed, 0);
}

static void integers(void)
{
    char b[NN_NUM_BYTES];
    int64_t i = 5;
    uint64_t u = 5, k;
    int p;
    CHECK_INT(nn_u64_parse("18446744073709551615", 20, &u), 20);
    CHECK(u == UINT64_MAX);
    CHECK_INT(nn_u64_parse("18446744073709551616", 20, &u), 0);
    CHECK_INT(nn_u64_parse("99999999999999999999", 20, &u), 0);
    CHECK_INT(nn_u64_parse("100000000000000000000", 21, &u), 0);
    CHECK_INT(nn_u64_parse("-1", 2, &u), 0);
    CHECK_INT(nn_u64_parse("+007x", 5, &u), 4);
    CHECK(u == 7);
    CHECK_INT(nn_u64_parse("00000000000000000000000000000000009", 35, &u), 35);
    CHECK(u == 9);
    CHECK_INT(nn_i64_parse("9223372036854775807", 19, &i), 19);
    CHECK(i == INT64_MAX);
    CHECK_INT(nn_i64_parse("9223372036854775808", 19, &i), 0);
    CHECK_INT(nn_i64_parse("-9223372036854775808", 20, &i), 20);
    CHECK(i == INT64_MIN);
    CHECK_INT(nn_i64_parse("-9223372036854775809", 20, &i), 0);
    CHECK_INT(nn_i64_parse("-+1", 3, &i), 0);
    CHECK_INT(nn_i64_parse("-", 1, &i), 0);
    CHECK_INT(nn_i64_parse("", 0, &i), 0);
    nn_i64_print(b, INT64_MIN); CHECK_STR(b, "-9223372036854775808");
    nn_u64_print(b, UINT64_MAX); CHECK_STR(b, "18446744073709551615");
    nn_u64_print(b, 0); CHECK_STR(b, "0");
    for (p = 0, k = 1; p < 20; p++, k *= 10) {
        size_t n = nn_u64_print(b, k);
        CHECK_INT(n, p + 1);
        CHECK(nn_u64_parse(b, n, &u) == n && u == k);
        n = nn_u64_print(b, k - 1);
        CHECK(nn_u64_parse(b, n, &u) == n && u == k - 1);
    }
}

static void rounding(void)
{
    static const struct { double v; int places; const char *fixed; double rounded; } t[] = {
        { 2.5, 0, "2", 2 }, { 3.5, 0, "4", 4 }, { 0.125, 2, "0.12", 0.12 }, { 0.375, 2, "0.38", 0.38 }, { 2.675, 2, "2.67", 2.67 },
        { 1.0000005, 6, "1.000001", 1.000001 }, { 1.0000015, 6, "1.000001", 1.000001 }, { -1e-9, 6, "-0.000000", -0.0 }, { 0.1, 20, "0.10000000000000000555", 0.1 },
        { 123456789.123456789, 3, "123456789.123", 123456789.123 }, { 1e22, 2, "10000000000000000000000.00", 1e22 }, { 0.5, 0, "0", 0 }, { 1.5, 0, "2", 2 },
        { 0.0, 0, "0", 0 }, { 0.0, 3, "0.000", 0 }, { 999.9996, 3, "1000.000", 1000 }, { 5e-324, 6, "0.000000", 0 }, { 1e15 + 0.3, 6, "1000000000000000.250000", 1000000000000000.25 }
    };
    char b[400];
    size_t i;
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        CHECK_INT(nn_f64_fixed(b, sizeof b, t[i].v, t[i].places), strlen(t[i].fixed));
        CHECK_STR(b, t[i].fixed);
        CHECK_MSG(nni_f64_bits(nn_f64_round(t[i].v, t[i].places)) == nni_f64_bits(t[i].rounded), "round(%.17g, %d)", t[i].v, t[i].places);
    }
    CHECK_INT(nn_f64_fixed(b, 4, 123.456, 2), 6);         /* cut, terminated, the length needed */
    CHECK_STR(b, "123");
    CHECK_INT(nn_f64_fixed(NULL, 0, 123.456, 2), 6);
    for (i = 0; i < 200000; i++) {                        /* against the C library, which is exact here */
        char c[400];
        double v = (double)((int64_t)(i * 2654435761u) % 1000003) / (double)(1 << (i % 20)) - 3000;
        int places = (int)(i % 25);
        (void)snprintf(c, sizeof c, "%.*f", places, v);
        (void)nn_f64_fixed(b, sizeof b, v, places);
        if (strcmp(b, c) != 0) { TEST_FAIL("%.17g to %d places: got %s, expected %s", v, places, b, c); break; }
        if (nn_f64_round(v, places) != strtod(c, NULL)) { TEST_FAIL("round(%.17g, %d)", v, places); break; }
    }
}

static void decimal_comma(void)
{
    char b[NN_NUM_BYTES], c[8];
    double v = 0;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "de_DE.utf8") && !setlocale(LC_ALL, "fr_FR.UTF-8") && !setlocale(LC_ALL, "de_DE")) SKIP("no decimal-comma locale is installed");
    (void)snprintf(c, sizeof c, "%.1f", 0.5);
    CHECK_STR(c, "0,5");
    nn_f64_print(b, 0.5);
    CHECK_STR(b, "0.5");
    CHECK_INT(nn_f64_parse("0.5", 3, &v), 3);
    CHECK_NEAR(v, 0.5, 0);
    parse_f64();
    print_f64();
    setlocale(LC_ALL, "C");
}

int main(int argc, char **argv)
{
    exhaustive = argc > 1 && strcmp(argv[1], "exhaustive") == 0;
    if (!exhaustive) {
        RUN(parse_f64);
        RUN(parse_long);
        RUN(parse_f32);
        RUN(print_f64);
        RUN(round_trip_f64);
        RUN(integers);
        RUN(rounding);
        RUN(decimal_comma);
    }
    RUN(round_trip_f32);
    return test_report();
}
