/* tests/fuzz/shards.c - the libFuzzer entry of target `shards`: a model in several files as nnfmt reads it (its own code, included). The
 * input is the index and, behind lines of "====", the files that it may name: part1.safetensors, part2.safetensors, part3.bin; they
 * are written into a folder of this run. What opens strictly opens leniently with the same entries and nothing left out; each
 * entry belongs to one of the files that the index names, and its values are read. Built and run by run.sh. */
#define _DEFAULT_SOURCE 1                  /* mkdtemp */
#define main nnfmt_main
#include "../../examples/nnfmt.c"
#undef main
#define CHECK(c) do { if (!(c)) { fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #c); abort(); } } while (0)
#define PARTS 4
static const char *const names[PARTS] = { "m.safetensors.index.json", "part1.safetensors", "part2.safetensors", "part3.bin" };
static char folder[256], file_path[PARTS][320];
static void clean(void)
{
    size_t i;
    for (i = 0; i < PARTS; i++) (void)remove(file_path[i]);
    (void)rmdir(folder);
}
/* once: nnfmt's options at their defaults, and the folder */
static void begin(void)
{
    static char program_name[] = "nnfmt", command[] = "check", file[] = "x";
    static char *argv[] = { program_name, command, file, NULL };
    const char *tmp = getenv("TMPDIR");
    size_t i;
    CHECK(nn_app_begin(&app, &program, &opt, 3, argv) < 0);
    (void)snprintf(folder, sizeof folder, "%.200s/nn_shards_XXXXXX", tmp ? tmp : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    for (i = 0; i < PARTS; i++) (void)snprintf(file_path[i], sizeof file_path[i], "%s/%s", folder, names[i]);
    (void)atexit(clean);
}
/* entries read, SIZE_MAX when the index or a file is refused */
static size_t entries(int lenient, size_t *left)
{
    arrays a = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, n = SIZE_MAX;
    nn_status s;
    a.lenient = lenient;
    s = arrays_open(&a, file_path[0], K_SHARDS, NULL, &e);
    CHECK(s == NN_OK || *e.msg);
    if (s == NN_OK) n = a.d.count;
    *left = a.left.len;
    for (i = 0; s == NN_OK && i < n; i++) {
        CHECK(a.of[i].shard < a.shards.count && entry(&a.d, a.d.items[i].name) == i);
        s = pass(&a, i, NULL, &e);                       /* a wrong checksum of a member is told here */
        CHECK(s == NN_OK || *e.msg);
    }
    arrays_close(&a);
    return n;
}
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char line[] = "====\n";
    size_t i, strict, lenient, left;
    if (!*folder) begin();
    for (i = 0; i < PARTS; i++) {
        size_t len = 0;
        FILE *f;
        while (len < n && (n - len < 5 || memcmp(p + len, line, 5) != 0)) len++;
        if (len == n && i && !n) { (void)remove(file_path[i]); continue; }
        f = fopen(file_path[i], "wb");
        CHECK(f != NULL && fwrite(p, 1, len, f) == len && fclose(f) == 0);
        if (len < n) len += 5;
        p += len;
        n -= len;
    }
    strict = entries(0, &left);
    CHECK(strict == SIZE_MAX || left == 0);
    lenient = entries(1, &left);
    CHECK(strict == SIZE_MAX || (lenient == strict && left == 0));
    return 0;
}
