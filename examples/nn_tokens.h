/* nn_tokens.h - how many tokens a text is: byte-pair encoding by a rank file of tiktoken
 *
 * DOES      Reads such a file ("<bytes in base64> <rank>" a line), splits ASCII text by the rules of
 *           cl100k_base or of o200k_base, merges by rank, counts. Special tokens are plain text.
 * DOES NOT  Split other text than ASCII: app_tokens_count says so.
 * NEEDS     nn_tensor.h. For the examples; include after the headers that they stand on. */
#ifndef APP_TOKENS_H_INCLUDED
#define APP_TOKENS_H_INCLUDED
typedef struct app_tokens {
    unsigned char *bytes;                    /* all tokens, one behind the other            */
    uint32_t      *at, *rank, *slot;         /* [n + 1], [n]; slot [n_slots]: token + 1     */
    size_t n, n_slots;
    int    o200k;                            /* the splitting rules: 0 = cl100k             */
} app_tokens;

static void app_tokens_free(app_tokens *t)
{
    free(t->bytes);
    free(t->at);
    free(t->rank);
    free(t->slot);
    memset(t, 0, sizeof *t);
}
/* FNV-1a */
static uint32_t app_tokens_hash(const unsigned char *p, size_t n)
{
    uint32_t h = 2166136261u;
    size_t i;
    for (i = 0; i < n; i++) h = (h ^ p[i]) * 16777619u;
    return h;
}
/* The rank of these bytes; UINT32_MAX = they are no token. */
static uint32_t app_tokens_rank(const app_tokens *t, const unsigned char *p, size_t n)
{
    size_t i = app_tokens_hash(p, n) & (t->n_slots - 1);
    for (; t->slot[i]; i = (i + 1) & (t->n_slots - 1)) {
        const uint32_t k = t->slot[i] - 1;
        if (t->at[k + 1] - t->at[k] == n && memcmp(t->bytes + t->at[k], p, n) == 0) return t->rank[k];
    }
    return UINT32_MAX;
}
static int app_tokens_base64(int c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}
/* One line from p: its bytes to out, its rank. Returns the place behind it, NULL = no such line. */
static const char *app_tokens_line(const char *p, const char *end, unsigned char *out, size_t *n, uint32_t *rank)
{
    uint32_t bits = 0;
    uint64_t r = 0;
    int have = 0, digits = 0;
    *n = 0;
    for (; p < end && app_tokens_base64((unsigned char)*p) >= 0; p++) {
        bits = bits << 6 | (uint32_t)app_tokens_base64((unsigned char)*p);
        have += 6;
        if (have < 8) continue;
        have -= 8;
        out[(*n)++] = (unsigned char)(bits >> have & 255u);
    }
    while (p < end && *p == '=') p++;
    if (!*n || p == end || *p++ != ' ') return NULL;
    for (; p < end && *p >= '0' && *p <= '9' && r < 0xffffffu; p++, digits++) r = r * 10 + (uint64_t)(*p - '0');
    if (p < end && *p == '\r') p++;
    if (!digits || r > 0xffffffu || (p < end && *p++ != '\n')) return NULL;
    *rank = (uint32_t)r;
    return p;
}
/* *t from the n bytes of a rank file; all 256 single bytes have to be tokens. rules: 0 = by the number
 * of tokens (o200k_base has 199,998, cl100k_base 100,256), 1 = cl100k, 2 = o200k. */
static nn_status app_tokens_make(app_tokens *t, const char *name, const char *text, size_t n, int rules, nn_error *err)
{
    const char *p = text, *end = text + n;
    size_t lines = 1, len = 0, i, k;
    app_tokens x;
    memset(&x, 0, sizeof x);
    for (i = 0; i < n; i++) lines += text[i] == '\n';
    for (x.n_slots = 64; x.n_slots < 2 * lines;) x.n_slots *= 2;
    if (n > 0x7fffffffu) return nn_error_set(err, NN_E_LIMIT, "%s: expected a rank file, got %zu bytes", name, n);
    x.bytes = (unsigned char *)malloc(n + 1);
    x.at = (uint32_t *)malloc((lines + 1) * sizeof *x.at);
    x.rank = (uint32_t *)malloc(lines * sizeof *x.rank);
    x.slot = (uint32_t *)calloc(x.n_slots, sizeof *x.slot);
    if (!x.bytes || !x.at || !x.rank || !x.slot) {
        app_tokens_free(&x);
        return nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu tokens", name, lines);
    }
    for (x.at[0] = 0; p < end; x.n++) {
        p = app_tokens_line(p, end, x.bytes + len, &k, &x.rank[x.n]);
        if (!p || app_tokens_rank(&x, x.bytes + len, k) != UINT32_MAX) {
            const size_t line = x.n + 1;
            app_tokens_free(&x);
            return nn_error_at(err, NN_E_FORMAT, 0, (unsigned)line, 1,
                               "%s:%zu: expected a token in base64 and its rank, each token once, as in a "
                               ".tiktoken file", name, line);
        }
        i = app_tokens_hash(x.bytes + len, k) & (x.n_slots - 1);
        while (x.slot[i]) i = (i + 1) & (x.n_slots - 1);
        len += k;
        x.at[x.n + 1] = (uint32_t)len;
        x.slot[i] = (uint32_t)x.n + 1;
    }
    for (i = 0; i < 256; i++) {
        const unsigned char one = (unsigned char)i;
        if (app_tokens_rank(&x, &one, 1) != UINT32_MAX) continue;
        app_tokens_free(&x);
        return nn_error_set(err, NN_E_FORMAT, "%s: byte %zu is no token, expected all 256", name, i);
    }
    x.o200k = rules ? rules == 2 : x.n > 150000;
    *t = x;
    return NN_OK;
}
/* ---- splitting, as the regular expressions do on ASCII text --------------- */
static int app_tokens_letter(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static int app_tokens_digit(int c) { return c >= '0' && c <= '9'; }
static int app_tokens_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static int app_tokens_break(int c) { return c == '\n' || c == '\r'; }
static int app_tokens_mark(int c) { return !app_tokens_letter(c) && !app_tokens_digit(c) && !app_tokens_space(c); }
/* 's 't 're 've 'm 'll 'd, either case: their length at p, 0 = none */
static size_t app_tokens_short(const char *p, size_t n)
{
    static const char *const ends[] = { "s", "t", "re", "ve", "m", "ll", "d" };
    size_t i, j;
    if (n < 2 || p[0] != '\'') return 0;
    for (i = 0; i < sizeof ends / sizeof *ends; i++) {
        for (j = 0; ends[i][j] && j + 1 < n && (p[j + 1] | 32) == ends[i][j]; j++) { }
        if (!ends[i][j]) return j + 1;
    }
    return 0;
}
/* o200k's words: [upper]* [lower]+ or [upper]+ [lower]*, then a short form */
static size_t app_tokens_word(const char *p, size_t n, int o200k)
{
    size_t i = 0;
    if (!o200k) {
        while (i < n && app_tokens_letter((unsigned char)p[i])) i++;
        return i;
    }
    while (i < n && p[i] >= 'A' && p[i] <= 'Z') i++;
    while (i < n && p[i] >= 'a' && p[i] <= 'z') i++;
    return i ? i + app_tokens_short(p + i, n - i) : 0;
}
/* Length of the first piece of p [n], n >= 1. */
static size_t app_tokens_piece(const char *p, size_t n, int o200k)
{
    const int c = (unsigned char)p[0];
    size_t i = 0, k;
    if (!o200k && (k = app_tokens_short(p, n)) != 0) return k;
    /* a word, behind any one sign that is neither letter, digit nor line break */
    if (!app_tokens_letter(c) && !app_tokens_digit(c) && !app_tokens_break(c)) i = 1;
    if ((k = app_tokens_word(p + i, n - i, o200k)) != 0) return i + k;
    if (app_tokens_digit(c)) {
        for (i = 1; i < 3 && i < n && app_tokens_digit((unsigned char)p[i]); i++) { }
        return i;
    }
    /* signs, behind a space, with the line breaks (o200k: and slashes) that follow */
    i = c == ' ';
    for (k = i; k < n && app_tokens_mark((unsigned char)p[k]); k++) { }
    if (k > i) {
        while (k < n && (app_tokens_break((unsigned char)p[k]) || (o200k && p[k] == '/'))) k++;
        return k;
    }
    /* white space: to its last line break; else all but the one before a word; else all */
    for (k = 0; k < n && app_tokens_space((unsigned char)p[k]); k++) { }
    for (i = k; i > 0 && !app_tokens_break((unsigned char)p[i - 1]); i--) { }
    if (i) return i;
    return k < n && k > 1 ? k - 1 : k;
}
/* Merges of one piece: the adjacent pair of the lowest rank first, the leftmost of equal ones. */
static size_t app_tokens_merge(const app_tokens *t, const unsigned char *p, size_t n, uint32_t *cut)
{
    size_t parts = n, i;
    if (app_tokens_rank(t, p, n) != UINT32_MAX) return 1;
    for (i = 0; i <= n; i++) cut[i] = (uint32_t)i;
    while (parts > 1) {
        uint32_t best = UINT32_MAX;
        size_t where = 0;
        for (i = 0; i + 1 < parts; i++) {
            const uint32_t r = app_tokens_rank(t, p + cut[i], cut[i + 2] - cut[i]);
            if (r < best) { best = r; where = i; }
        }
        if (best == UINT32_MAX) break;
        memmove(cut + where + 1, cut + where + 2, (parts - where - 1) * sizeof *cut);
        parts--;
    }
    return parts;
}
/* How many tokens text [n] is. NN_E_UNSUPPORTED for a byte above 127. */
static nn_status app_tokens_count(size_t *out, const app_tokens *t, const char *text, size_t n, nn_error *err)
{
    uint32_t few[65], *cut = few;
    size_t i, room = 64, total = 0, k;
    for (i = 0; i < n; i++)
        if ((unsigned char)text[i] > 127)
            return nn_error_set(err, NN_E_UNSUPPORTED, "tokens: byte %zu: expected ASCII text", i);
    for (i = 0; i < n; i += k) {
        k = app_tokens_piece(text + i, n - i, t->o200k);
        if (k > room) {
            uint32_t *more = (uint32_t *)realloc(cut == few ? NULL : cut, (k + 1) * sizeof *cut);
            if (!more) {
                if (cut != few) free(cut);
                return nn_error_set(err, NN_E_NOMEM, "tokens: out of memory for a piece of %zu bytes", k);
            }
            cut = more;
            room = k;
        }
        total += app_tokens_merge(t, (const unsigned char *)text + i, k, cut);
    }
    if (cut != few) free(cut);
    *out = total;
    return NN_OK;
}
#endif
