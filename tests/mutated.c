/* tests/mutated.c DIR FIRST N FILE... - N damaged copies of valid files, each through every command of
 * nnfmt. Built by mutated.sh with AddressSanitizer and UBSan. Each command is a process of its own: it
 * must end with 0, 1 or 2, without a report, within the memory that nnfmt promises, and in at most four
 * times the time of the undamaged file. DIR: a folder for the copies; FIRST: number of the first copy,
 * from which its damage follows. */
#define _DEFAULT_SOURCE 1                  /* wait4 */
#define main nnfmt_main
#include "../examples/nnfmt.c"
#undef main
#include <sys/resource.h>
#include <sys/wait.h>

/* the sanitizers: reports end the process by a signal; freed memory is not held back, so that the peak
 * is the program's own */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__asan_default_options(void)
{
    return "abort_on_error=1:detect_leaks=1:quarantine_size_mb=1:allocator_may_return_null=1";
}
const char *__ubsan_default_options(void) { return "abort_on_error=1:print_stacktrace=1"; }

/* nnfmt's cap of 64 MiB, and the sanitizers' part; the files are below 24 KB */
#define LIMIT_KB (96L << 10)
typedef struct outcome { int status; long kb; double seconds; } outcome;
/* one command in a process of its own; what it says goes to `says` */
static outcome one(char **argv, const char *says)
{
    outcome o = { -1, 0, 0 };
    struct rusage used;
    int n = 0, state = 0;
    pid_t child;
    while (argv[n]) n++;
    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        if (!freopen(says, "w", stderr) || !freopen("/dev/null", "w", stdout)) _exit(9);
        (void)alarm(120);
        exit(nnfmt_main(n, argv));
    }
    if (child < 0 || wait4(child, &state, 0, &used) != child) return o;
    o.status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
    o.kb = used.ru_maxrss;
    o.seconds = (double)used.ru_utime.tv_sec + 1e-6 * (double)used.ru_utime.tv_usec +
                (double)used.ru_stime.tv_sec + 1e-6 * (double)used.ru_stime.tv_usec;
    return o;
}
static uint64_t state;
static uint64_t draw(uint64_t n)           /* splitmix64; below n */
{
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (z ^ z >> 31) % n;
}
/* one to four damages of b [*n], which has room for 64 bytes more */
static void damage(unsigned char *b, size_t *n)
{
    static const unsigned char bytes[] = { 0,   1,   0x7f, 0x80, 0xff, '0', '9', '"',
                                           '{', ']', ',', '\n', ' ',  '-', 'e', ':' };
    static const uint64_t sizes[] = { 0, 1, 0x7fffffff, 0x80000000u, 0xffffffffu,
                                      (uint64_t)1 << 62, UINT64_MAX, 65536 };
    size_t times = draw(2) ? 1 : (size_t)draw(4) + 1, i, at, len;
    for (i = 0; i < times && *n > 16; i++) {
        at = (size_t)draw(draw(3) || *n < 200 ? *n : 200);         /* headers more often than the rest */
        len = (size_t)draw(16) + 1;
        switch (draw(8)) {
        case 0: b[at] ^= (unsigned char)(1u << draw(8)); break;
        case 1: b[at] = bytes[draw(sizeof bytes)]; break;
        case 2: b[at] = (unsigned char)draw(256); break;
        case 3:
            if (at + 8 <= *n) memcpy(b + at, sizes + draw(8), draw(2) ? 8 : 4);
            break;
        case 4:                                                    /* taken out */
            if (at + len > *n) len = *n - at;
            memmove(b + at, b + at + len, *n - at - len);
            *n -= len;
            break;
        case 5:                                                    /* twice */
            if (at + len > *n) len = *n - at;
            memmove(b + at + len, b + at, *n - at);
            *n += len;
            break;
        case 6: if (draw(4) == 0) *n = at + 1; break;              /* cut short */
        default:                                                   /* another piece of it */
            if (at + len <= *n) memmove(b + at, b + draw(*n - len + 1), len);
        }
    }
}
static long faults, worst_kb, ends[3];     /* ends: how many commands ended with 0, 1, 2 */
static void run(char **argv, const char *says, double limit, const char *what)
{
    outcome o = one(argv, says);
    if (o.kb > worst_kb) worst_kb = o.kb;
    if (o.status >= 0 && o.status <= 2) ends[o.status]++;
    if (o.status >= 0 && o.status <= 2 && o.kb <= LIMIT_KB && o.seconds <= limit) return;
    faults++;
    printf("FAIL mutated %s: nnfmt %s: status %d, %ld KB, %.2f s of %.2f\n", what, argv[1], o.status, o.kb,
           o.seconds, limit);
    (void)fflush(stdout);
}
int main(int argc, char **argv)
{
    static const char *const out[] = { "out.npz", "out.pth", "out.safetensors", "out.csv", "out.jsonl", "out.npy" };
    long first, n, k;
    unsigned long commands = 0;
    char copy[1200], to[1200], says[1200];
    nn_error e = NN_ZERO;
    nn_file_opts raw = NN_ZERO;
    double *limits;                        /* seconds a command may take, per file; 0 = not measured yet */
    if (argc < 5 || (limits = (double *)calloc((size_t)argc, sizeof *limits)) == NULL) return 2;
    first = atol(argv[2]);
    n = atol(argv[3]);
    raw.raw = 1;
    (void)snprintf(says, sizeof says, "%s/says", argv[1]);
    for (k = first; k < first + n; k++) {
        const size_t file = 4 + (size_t)k % (size_t)(argc - 4);
        char *path = argv[file];
        const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
        char *command[6][10] = { { NULL } };
        char what[300];
        nn_buf b = NN_ZERO;
        size_t len, c;
        (void)snprintf(copy, sizeof copy, "%s/%s", argv[1], base);
        (void)snprintf(to, sizeof to, "%s/%s", argv[1], out[k % 6]);
        (void)snprintf(what, sizeof what, "copy %ld of %s", k, base);
        {
            char *const list[6][10] = {
                { "nnfmt", "show", copy, NULL }, { "nnfmt", "show", "--values", "all", copy, NULL },
                { "nnfmt", "json", copy, NULL }, { "nnfmt", "check", copy, NULL },
                { "nnfmt", "convert", "--overwrite", copy, to, NULL }, { "nnfmt", "diff", copy, path, NULL } };
            memcpy(command, list, sizeof list);
        }
        if (nn_file_read(&b, path, &raw, &e) != NN_OK || nn_buf_reserve(&b, b.len + 256, &e) != NN_OK ||
            nn_file_write(copy, b.data, b.len, NULL, &e) != NN_OK) {
            printf("FAIL mutated %s: %s\n", path, e.msg);
            return 1;
        }
        for (c = 0; limits[file] < 1; c++) {                       /* undamaged: what it may cost */
            static double most;
            outcome o = one(command[c], says);
            if (c == 0 || o.seconds > most) most = o.seconds;
            if (c == 5) limits[file] = 4 * most + 1;               /* a second for a machine that does other things */
        }
        state = (uint64_t)k;
        len = b.len;
        damage((unsigned char *)b.data, &len);
        if (nn_file_write(copy, b.data, len, NULL, &e) != NN_OK) return 1;
        for (c = 0; c < 6; c++, commands++) {
            long before = faults;
            run(command[c], says, limits[file], what);
            if (faults > before) {                                 /* kept, with what was said */
                nn_buf text = NN_ZERO;
                if (nn_file_read(&text, says, &raw, NULL) == NN_OK)
                    printf("%.*s\n", (int)(text.len < 1500 ? text.len : 1500), (const char *)text.data);
                nn_buf_free(&text);
            }
        }
        (void)remove(copy);
        nn_buf_free(&b);
    }
    printf("%ld copies, %lu commands: %ld times 0, %ld times 1, %ld times 2; at most %ld KB\n", n, commands,
           ends[0], ends[1], ends[2], worst_kb);
    printf("%ld passed, %ld failed, 0 skipped\n", n - (faults < n ? faults : n), faults);
    free(limits);
    return faults != 0;
}
