/* examples/nnfmt.c - looks inside any file the suite reads, checks, converts and compares them
 *
 *     cc -std=c99 -O2 examples/nnfmt.c -o nnfmt -lm
 *     ./nnfmt show model.pth          names, types, shapes, ranges
 *     ./nnfmt check data.csv run.json exit 0 when all parse wholly and strictly
 *
 * Exit: 0 done (diff: equal), 1 failed or refused (diff: different), 2 wrong usage (diff: trouble too). Formats are
 *   told by content; for plain text the
 * name's ending decides between CSV, JSON, JSON lines and YAML. Next example to read: artificial_data.c. */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64     /* files over 2 GiB where size_t has 32 bits */
#define NN_STATIC           /* one file: only what it calls is compiled */
#define NN_IMPLEMENTATION
#include "nn_app.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#ifndef _WIN32
#include <fnmatch.h>
#endif
#include <signal.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#ifdef _WIN32           /* what its C library lacks */
static int fnmatch(const char *pattern, const char *text, int flags)
{
    for (; *pattern; pattern++, text++) {
        if (*pattern == '*') {
            do if (fnmatch(pattern + 1, text, flags) == 0) return 0;
            while (*text++);
            return 1;
        }
        if (!*text) return 1;
        if (*pattern == '[' && strchr(pattern + 1, ']')) {
            const char *set = pattern + 1;
            const int other = *set == '!' || *set == '^';
            int in = 0;
            for (set += other; *set != ']' || set == pattern + 1 + other; set++) {
                if (set[1] == '-' && set[2] && set[2] != ']') {
                    if (*text >= *set && *text <= set[2]) in = 1;
                    set += 2;
                } else if (*set == *text) in = 1;
                if (!set[1]) return 1;
            }
            if (in == other) return 1;
            pattern = set;
        } else if (*pattern != '?' && *pattern != *text) return 1;
    }
    return *text != 0;
}
static ssize_t pread(int fd, void *to, size_t n, off_t at)
{
    return _lseeki64(fd, at, SEEK_SET) < 0 ? -1 : (ssize_t)read(fd, to, (unsigned)n);
}
static ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
    return _lseeki64(fd, at, SEEK_SET) < 0 ? -1 : (ssize_t)write(fd, from, (unsigned)n);
}
/* a new file of that name with a number in place of the X's; gone when it is closed */
static int scratch_open(char *name)
{
    const size_t at = strlen(name) - 6;
    unsigned i;
    int fd = -1;
    for (i = 0; i < 1000 && fd < 0; i++) {
        (void)snprintf(name + at, 7, "%03u%03u", (unsigned)getpid() % 1000, i);
        fd = open(name, O_RDWR | O_CREAT | O_EXCL | _O_BINARY | _O_TEMPORARY, 0600);
        if (fd < 0 && errno != EEXIST) break;
    }
    return fd;
}
#else
/* a new file, whose name is gone at once: nothing can stay behind */
static int scratch_open(char *name)
{
    const int fd = mkstemp(name);
    if (fd >= 0) (void)unlink(name);
    return fd;
}
#endif

typedef enum kind {
    K_NONE,
    K_CSV,
    K_JSON,
    K_JSONL,
    K_YAML,
    K_NPY,
    K_NPZ,
    K_PTH,
    K_SAFETENSORS,
    K_GGUF,
    K_SHARDS,
    K_EVENTS,
    K_PNG,
    K_IDX,
    K_GZ,
    K_COUNT
} kind;
static const char *const kind_names[K_COUNT] = { "unknown", "csv",  "json", "jsonl", "yaml",
                                                 "npy",     "npz",  "pth",  "safetensors",
                                                 "gguf",    "shards", "tfevents", "png", "idx", "gz" };

typedef struct options {
    int as, header, pretty, raw, lossy, overwrite, strict, state, nan;
    int encoding, counts, skip_space, bytes, values, flat, json, decimal;
    const char *name, *delim, *comment, *missing;
    size_t skip_lines;
    nn_irange take;
    nn_texts only, strip, rename;
    int dtype;
    size_t rows, memory, depth;
    double rtol, atol;
} options;
static options opt;
static nn_app app;
enum { SHOW, JSON, CHECK, CONVERT, DIFF };
static const nn_app_command commands[] = {
    { .name = "show", .args = "FILE [NAME|FILE...]", .min_args = 1, .max_args = 1u << 20,
      .help = "names, types, shapes, min / mean / max, NaN count; types, ranges and first rows of "
              "a CSV; NAME: this entry only; NAME[0:3,:,-1]: of an array these values" },
    { .name = "json", .args = "FILE [NAME]", .min_args = 1, .max_args = 2,
      .help = "everything as JSON; non-finite numbers as \"NaN\", \"Infinity\", \"-Infinity\"; "
              "NAME, NAME[0:3,:,-1]: this entry, these values" },
    { .name = "check", .args = "FILE|DIR...", .min_args = 1, .max_args = 1u << 20,
      .help = "exit 0 when every file parses wholly and strictly, else 1 with one line per refusal; "
              "of a directory one line per file in it" },
    { .name = "convert", .args = "IN OUT", .min_args = 2, .max_args = 2,
      .help = "between npy, npz, safetensors, pth, csv, jsonl, and from gguf; OUT's ending decides" },
    { .name = "diff", .args = "A B", .min_args = 2, .max_args = 2,
      .help = "arrays and state dicts, also of different dtypes by value; JSON and YAML by key; "
              "the files of two directories by name; exit 0 equal, 1 different, 2 trouble" },
};
/* the commands that choose among the entries of a file */
#define SELECTING (1u << SHOW | 1u << JSON | 1u << CONVERT | 1u << DIFF)
static const nn_option table[] = {
    { .key = "as", .type = NN_APP_ENUM, .field = offsetof(options, as), .def = "auto",
      .choices = "auto|csv|json|jsonl|yaml|npy|npz|pth|safetensors|gguf|shards|tfevents|png|idx|gz",
      .value = "FORMAT",
      .group = "reading", .help = "the format, instead of detection by content",
      .effect = NN_EFFECT_DATA, .probe = "jsonl", .fixture = "as" },
    { .key = "delim", .type = NN_APP_TEXT, .field = offsetof(options, delim), .value = "C", .group = "reading",
      .help = "CSV delimiter, by default a comma, a tab for .tsv; \\t is a tab, 'blanks' runs of spaces and tabs",
      .effect = NN_EFFECT_DATA, .probe = ";;", .fixture = "semicolons" },
    { .key = "header", .type = NN_APP_BOOL, .field = offsetof(options, header), .group = "reading",
      .help = "of a CSV: an array of objects, not of arrays of strings", .commands = 1u << JSON,
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "header", .type = NN_APP_BOOL, .field = offsetof(options, header), .def = "true", .group = "reading",
      .help = "the first record of a CSV holds names; --no-header: it is data",
      .commands = 1u << SHOW | 1u << CONVERT | 1u << DIFF,
      .effect = NN_EFFECT_DATA, .probe = "false", .fixture = "header" },
    { .key = "encoding", .type = NN_APP_ENUM, .field = offsetof(options, encoding), .def = "utf-8",
      .choices = "utf-8|utf-16|latin-1", .group = "reading",
      .help = "how CSV, JSON and YAML are written; utf-16 without its mark is little-endian",
      .effect = NN_EFFECT_DATA, .probe = "latin-1", .fixture = "latin" },
    { .key = "decimal", .type = NN_APP_ENUM, .field = offsetof(options, decimal), .def = "point",
      .choices = "point|comma", .group = "reading",
      .help = "of the numbers of a CSV; with comma the delimiter is ; by default, and columns that hold "
              "such numbers alone are read as numbers",
      .commands = SELECTING, .effect = NN_EFFECT_DATA, .probe = "comma", .fixture = "decimal" },
    { .key = "skip_lines", .type = NN_APP_SIZE, .field = offsetof(options, skip_lines), .def = "0",
      .unit = "lines", .group = "reading", .help = "lines before the names of a CSV that are passed over",
      .effect = NN_EFFECT_DATA, .probe = "2", .fixture = "lines" },
    { .key = "comment", .type = NN_APP_TEXT, .field = offsetof(options, comment), .value = "C",
      .group = "reading", .help = "lines of a CSV that begin with it are passed over",
      .effect = NN_EFFECT_DATA, .probe = "#", .fixture = "lines" },
    { .key = "skip_space", .type = NN_APP_BOOL, .field = offsetof(options, skip_space), .group = "reading",
      .help = "spaces behind a delimiter belong to no cell", .commands = SELECTING,
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "spaces" },
    { .key = "missing", .type = NN_APP_TEXT, .field = offsetof(options, missing), .value = "WORD",
      .group = "reading", .help = "one more word for a missing cell of a CSV, such as ?", .commands = SELECTING,
      .effect = NN_EFFECT_DATA, .probe = "?", .fixture = "spaces" },
    { .key = "take", .type = NN_APP_IRANGE, .field = offsetof(options, take), .min = 1, .max = 9e15,
      .value = "FIRST:LAST", .group = "reading", .help = "these rows of a CSV alone, counted from 1",
      .commands = SELECTING, .effect = NN_EFFECT_DATA, .probe = "1:1", .fixture = "spaces" },
    { .key = "counts", .type = NN_APP_BOOL, .field = offsetof(options, counts), .group = "reading",
      .help = "the first line of a CSV is none of the table: it counts rows and columns and names "
              "classes, as in scikit-learn's own; the label comes last",
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "counts" },
    { .key = "nan", .type = NN_APP_BOOL, .field = offsetof(options, nan), .group = "reading",
      .help = "JSON may hold NaN, Infinity and -Infinity, as Python writes them",
      .commands = 1u << SHOW | 1u << JSON | 1u << CHECK | 1u << DIFF,
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "nan" },
    { .key = "memory", .type = NN_APP_SIZE, .field = offsetof(options, memory), .def = "0", .value = "MIB",
      .group = "reading",
      .help = "memory that the tree of a JSON or YAML text may take, in MiB; 0: 64 bytes per byte, for "
              "gzip at most 64 MiB and 512 per byte of the file",
      .commands = 1u << SHOW | 1u << JSON | 1u << CHECK | 1u << DIFF, .effect = NN_EFFECT_DATA,
      .probe = "--memory 1;64", .fixture = "tree" },
    { .key = "only", .type = NN_APP_TEXTS, .field = offsetof(options, only), .value = "NAME,GLOB,...",
      .group = "choosing",
      .help = "these arrays or columns alone; * and ? stand for any text, dots too, [ab] for one of these characters",
      .commands = SELECTING, .effect = NN_EFFECT_DATA, .probe = "b" },
    { .key = "strip", .type = NN_APP_TEXTS, .field = offsetof(options, strip), .value = "PREFIX,...",
      .group = "choosing", .help = "names without that beginning (module.), where they have it",
      .commands = SELECTING, .effect = NN_EFFECT_DATA, .probe = "long.", .fixture = "prefix" },
    { .key = "rename", .type = NN_APP_TEXTS, .field = offsetof(options, rename), .value = "OLD=NEW,...",
      .group = "choosing",
      .help = "other names, behind --only and --strip: OLD is a whole name, or the beginning of names "
              "up to a dot or a slash",
      .commands = SELECTING, .effect = NN_EFFECT_DATA, .probe = "long=short", .fixture = "prefix" },
    { .key = "rows", .type = NN_APP_SIZE, .field = offsetof(options, rows), .def = "5", .group = "showing",
      .help = "rows of a CSV to print", .commands = 1u << SHOW,
      .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "bytes", .type = NN_APP_ENUM, .field = offsetof(options, bytes), .def = "utf-8",
      .choices = "utf-8|hex|latin-1", .group = "reading",
      .help = "arrays of byte strings (NumPy's S, Python's bytes) as text; what is no utf-8 cannot be JSON otherwise",
      .commands = 1u << SHOW | 1u << JSON | 1u << CONVERT, .effect = NN_EFFECT_DATA, .probe = "hex",
      .fixture = "bytes" },
    { .key = "values", .type = NN_APP_ENUM, .field = offsetof(options, values), .def = "auto",
      .choices = "auto|yes|no|all|bars",
      .group = "showing",
      .help = "ranges of arrays: auto takes them of up to 4 MiB and of a NAME; without them "
              "headers alone are read; all: standard deviation, zeros, ten equal bins, first "
              "values, too; bars: and a line per bin",
      .commands = 1u << SHOW, .effect = NN_EFFECT_DATA, .probe = "no", .fixture = "arrays" },
    { .key = "json", .type = NN_APP_BOOL, .field = offsetof(options, json), .group = "showing",
      .help = "one JSON document: names, types, shapes, places, ranges, metadata, tree, totals; "
              "integers exactly",
      .commands = 1u << SHOW,
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "flat", .type = NN_APP_BOOL, .field = offsetof(options, flat), .group = "showing",
      .help = "a line per array under its whole name, no tree", .commands = 1u << SHOW,
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "levels" },
    { .key = "depth", .type = NN_APP_SIZE, .field = offsetof(options, depth), .def = "0",
      .group = "showing", .unit = "levels",
      .help = "levels of the tree that are opened, those below with their totals alone; 0: all", .commands = 1u << SHOW,
      .mode = "!flat", .effect = NN_EFFECT_DATA, .probe = "1", .fixture = "levels" },
    { .key = "raw", .type = NN_APP_BOOL, .field = offsetof(options, raw), .group = "showing",
      .help = "names and text as they are in the file, control bytes too; by default they are shown as "
              "\\xNN",
      .commands = 1u << SHOW | 1u << JSON | 1u << DIFF,
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "escapes" },
    { .key = "pretty", .type = NN_APP_BOOL, .field = offsetof(options, pretty), .group = "showing",
      .help = "indented JSON", .commands = 1u << JSON,
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "name", .type = NN_APP_TEXT, .field = offsetof(options, name), .value = "N",
      .group = "converting", .help = "this array only", .commands = 1u << CONVERT,
      .effect = NN_EFFECT_DATA, .probe = "b" },
    { .key = "dtype", .type = NN_APP_ENUM, .field = offsetof(options, dtype), .def = "keep",
      .choices = "keep|" NN_DTYPE_CHOICES, .value = "D",
      .group = "converting", .help = "type of the numbers written", .commands = 1u << CONVERT,
      .effect = NN_EFFECT_DATA, .probe = "f16" },
    { .key = "lossy", .type = NN_APP_BOOL, .field = offsetof(options, lossy), .group = "converting",
      .help = "the numbers may overflow, lose fractions and be rounded; refused by default", .commands = 1u << CONVERT,
      .mode = "dtype!=keep", .effect = NN_EFFECT_DATA, .probe = "--dtype i8;true", .fixture = "half" },
    { .key = "state", .type = NN_APP_BOOL, .field = offsetof(options, state), .group = "converting",
      .help = "of a .pth the model's own tensors alone, without what stands before their names (model., "
              "state_dict., module. ..)",
      .commands = 1u << CONVERT,
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "state" },
    { .key = "strict", .type = NN_APP_BOOL, .field = offsetof(options, strict), .group = "converting",
      .help = "refuse what OUT cannot take instead of leaving it out with a line", .commands = 1u << CONVERT,
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "strict" },
    { .key = "overwrite", .type = NN_APP_BOOL, .field = offsetof(options, overwrite),
      .group = "converting", .help = "replace OUT when it exists", .commands = 1u << CONVERT,
      .effect = NN_EFFECT_PLACE, .probe = "true" },
    { .key = "rtol", .type = NN_APP_NUM, .field = offsetof(options, rtol), .def = "0",
      .max = 1e300, .value = "R", .group = "comparing",
      .help = "|a - b| <= atol + rtol |b| is equal", .commands = 1u << DIFF, .effect = NN_EFFECT_DATA, .probe = "0.5" },
    { .key = "atol", .type = NN_APP_NUM, .field = offsetof(options, atol), .def = "0", .max = 1e300,
      .value = "A", .group = "comparing", .help = "see --rtol", .commands = 1u << DIFF,
      .effect = NN_EFFECT_DATA, .probe = "0.5" },
};
static const nn_app_program program = {
    .name = "nnfmt",
    .about = "Looks inside any file the suite reads, checks, converts and compares them. Formats "
             "are told by content; for plain text the name's ending decides between CSV, "
             "JSON, JSON lines and YAML. FILE may be - for standard input where the format can "
             "stream; gzip is seen through.",
    .notes = "exit\n"
             "  0 done; 1 failed or refused; 2 wrong usage. diff, as diff(1): 0 equal, 1\n"
             "  different, 2 trouble, such as a file that cannot be read.\n\n"
             "several files\n"
             "  NAME.safetensors.index.json and NAME.bin.index.json stand for the tensors of\n"
             "  the files beside them that their weight_map names; json shows the index\n"
             "  itself but with --as shards.\n"
             "  show and check take files and directories, diff two files or two directories:\n"
             "  all regular files below, in the order of their names, but names with a dot in\n"
             "  front. Text of no known ending (README) is passed over there.\n\n"
             "memory\n"
             "  A few tens of megabytes for npy, npz, safetensors, gguf, pth, csv and jsonl\n"
             "  of any size. Held whole: JSON and YAML trees, images, IDX, arrays with\n"
             "  fields; strided views and text of a .pth. A table on its way into\n"
             "  columns is read twice and takes a\n"
             "  nameless scratch file beside OUT (diff: in TMPDIR or /tmp); a pipe and\n"
             "  JSON lines are copied there first.\n\n"
             "examples\n"
             "  nnfmt show model.pth\n"
             "  nnfmt check data.csv run.json\n"
             "  nnfmt json --pretty checkpoint.safetensors layer0.weight\n"
             "  nnfmt convert data.csv data.npy --dtype f32\n"
             "  nnfmt diff --rtol 1e-6 before.npz after.npz",
    .commands = commands,
    .n_commands = sizeof commands / sizeof commands[0],
    .options = table,
    .n_options = sizeof table / sizeof table[0],
    .tool = 1
};
/* standard input, once its format was looked at: the reader goes on with it */
static nn_reader *piped;

/* What is being written has a name of its own until it is whole; when a signal ends us meanwhile,
 * it goes. */
static char unfinished[NN_MAX_PATH_BYTES];
static volatile sig_atomic_t is_unfinished;
static nn_io out_io;
static void on_signal(int number)
{
    if (is_unfinished) (void)unlink(unfinished);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}
static int out_open(void *u, intptr_t *h, const char *path, nn_io_mode mode, unsigned perm)
{
    int e;
    if (mode == NN_IO_CREATE && strlen(path) < sizeof unfinished) {
        strcpy(unfinished, path);
        is_unfinished = 1;
    }
    e = nn_io_system()->open(u, h, path, mode, perm);
    if (e && mode == NN_IO_CREATE) is_unfinished = 0;
    return e;
}
static int out_rename(void *u, const char *from, const char *to)
{
    int e = nn_io_system()->rename(u, from, to);
    if (!e) is_unfinished = 0;
    return e;
}
static int out_remove(void *u, const char *path)
{
    is_unfinished = 0;
    return nn_io_system()->remove(u, path);
}
static nn_file_opts out_opts(void)
{
    nn_file_opts o = NN_ZERO;
    out_io = *nn_io_system();
    out_io.open = out_open;
    out_io.rename = out_rename;
    out_io.remove = out_remove;
    o.io = &out_io;
    return o;
}
static int output_failed;                            /* said already */
static nn_status stdout_failed(nn_error *e)
{
    output_failed = 1;
    return nn_error_set(e, NN_E_IO, "standard output: cannot write: %s", nn_errno_text(errno));
}
static int failed(const nn_error *e)
{
    fprintf(stderr, "nnfmt: %s\n", e->msg);
    return 1;
}
/* one line on standard error for an item that is left out or changed */
static void note(const char *path, const char *name, const char *what, const char *dtype)
{
    char file[256], item[256];
    (void)nn_text_mask(file, sizeof file, path, strlen(path));
    (void)nn_text_mask(item, sizeof item, name, strlen(name));
    fprintf(stderr, "nnfmt: %s: '%s' %s %s\n", file, item, what, dtype);
}
/* Text of a file on its way to the terminal: masked, but with --raw; padded to `width` bytes. */
static void say_n(const char *text, size_t n, size_t width)
{
    char small[512], *to = small;
    size_t need = opt.raw ? n : nn_text_mask(small, sizeof small, text, n), i;
    if (opt.raw) (void)fwrite(text, 1, n, stdout);
    else {
        if (need >= sizeof small && (to = (char *)malloc(need + 1)) != NULL)
            (void)nn_text_mask(to, need + 1, text, n);
        (void)fputs(to ? to : small, stdout);
        if (to != small) free(to);
    }
    for (i = need; i < width; i++) (void)putchar(' ');
}
static void say(const char *text, size_t width) { say_n(text, strlen(text), width); }
static int ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}
/* ".csv" of "x.csv.gz", too */
static int has_ending(const char *path, const char *end)
{
    char b[32];
    (void)snprintf(b, sizeof b, "%s.gz", end);
    return ends_with(path, end) || ends_with(path, b);
}

/* ---- several files, directories */
/* found: below a directory, not named by the user */
typedef struct paths { char **v; unsigned char *found; size_t n, room; } paths;
#define MAX_FOLDERS 64                               /* one in the other */
static int is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
static int is_there(const char *path)
{
    struct stat st;
    return strcmp(path, "-") == 0 || stat(path, &st) == 0;
}
static nn_status paths_add(paths *to, const char *dir, const char *name, int found, nn_error *e)
{
    const size_t n = strlen(dir), slash = n && dir[n - 1] != '/';
    char *p, **v = to->v;
    unsigned char *f = to->found;
    if (to->n == to->room) {
        to->room = to->room ? 2 * to->room : 64;
        if ((v = (char **)realloc((void *)v, to->room * sizeof *v)) != NULL) to->v = v;
        if ((f = (unsigned char *)realloc(f, to->room)) != NULL) to->found = f;
        if (!v || !f) return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory");
    }
    if ((p = (char *)malloc(n + slash + strlen(name) + 1)) == NULL)
        return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory");
    (void)sprintf(p, "%s%s%s", dir, slash ? "/" : "", name);
    f[to->n] = found != 0;
    v[to->n++] = p;
    return NN_OK;
}
static void paths_free(paths *p)
{
    size_t i;
    for (i = 0; i < p->n; i++) free(p->v[i]);
    free((void *)p->v);
    free(p->found);
}
static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}
/* the files of a directory and of those in it, in the order of their names; not what begins with a dot, no links to
 * directories, no pipes and devices */
static nn_status paths_walk(paths *to, const char *dir, size_t depth, nn_error *e)
{
    paths here = NN_ZERO;
    struct dirent *d;
    struct stat st, own;
    size_t i;
    nn_status s = NN_OK;
    DIR *f = opendir(dir);
    if (!f) return nn_error_set(e, NN_E_IO, "%s: cannot open the directory: %s", dir, nn_errno_text(errno));
    if (depth == MAX_FOLDERS)
        s = nn_error_set(e, NN_E_LIMIT, "%s: more than %d directories in each other", dir, MAX_FOLDERS);
    while (s == NN_OK && (d = readdir(f)) != NULL)
        if (*d->d_name != '.') s = paths_add(&here, dir, d->d_name, 1, e);
    (void)closedir(f);
    if (here.n) qsort((void *)here.v, here.n, sizeof *here.v, by_name);
    for (i = 0; s == NN_OK && i < here.n; i++) {
        if (app_link_stat(here.v[i], &own) != 0 || stat(here.v[i], &st) != 0)
            s = paths_add(to, "", here.v[i], 1, e);         /* its reader says what is wrong */
        else if (S_ISREG(st.st_mode)) s = paths_add(to, "", here.v[i], 1, e);
        else if (S_ISDIR(own.st_mode)) s = paths_walk(to, here.v[i], depth + 1, e);
    }
    paths_free(&here);
    return s;
}
/* the files that the words of the command mean; *folders: there was a directory among them */
static nn_status paths_given(paths *to, int *folders, nn_error *e)
{
    size_t i, n;
    nn_status s = NN_OK;
    for (*folders = 0, i = 0; s == NN_OK && i < app.n_args; i++) {
        if (!is_folder(app.args[i])) { s = paths_add(to, "", app.args[i], 0, e); continue; }
        *folders = 1;
        n = to->n;
        s = paths_walk(to, app.args[i], 0, e);
        if (s == NN_OK && to->n == n) s = nn_error_set(e, NN_E_ARG, "%s: holds no files", app.args[i]);
    }
    return s;
}

/* ---- which format */
static kind text_ending(const char *path)
{
    if (has_ending(path, ".jsonl") || has_ending(path, ".ndjson")) return K_JSONL;
    if (has_ending(path, ".json")) return K_JSON;
    if (has_ending(path, ".yaml") || has_ending(path, ".yml")) return K_YAML;
    if (has_ending(path, ".csv") || has_ending(path, ".tsv") || has_ending(path, ".data")) return K_CSV;
    return K_NONE;
}
static kind detect_text(const char *path, const unsigned char *p, size_t n)
{
    const unsigned char *nl;
    size_t i = 0;
    if (text_ending(path) != K_NONE) return text_ending(path);
    while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\n' || p[i] == '\r')) i++;
    /* lines: the first one is a whole value and another follows */
    if (i < n && (p[i] == '{' || p[i] == '[')) {
        nn_arena a = NN_ZERO;
        nn_json *v;
        nl = (const unsigned char *)memchr(p + i, '\n', n - i);
        if (nl) {
            nn_status s =
                nn_json_parse(&v, &a, (const char *)p + i, (size_t)(nl - p) - i, NULL, NULL, NULL);
            nn_arena_free(&a);
            for (i = (size_t)(nl - p); i < n && (p[i] == '\n' || p[i] == '\r' || p[i] == ' '); i++) { }
            if (s == NN_OK && i < n) return K_JSONL;
        }
        return K_JSON;
    }
    if (n >= 4 && memcmp(p, "---", 3) == 0 && (p[3] == '\n' || p[3] == '\r')) return K_YAML;
    return K_CSV;
}
/* Formats of others, told by their first bytes: named, not read. */
static const struct { size_t at, n; const char *bytes, *name; } foreign[] = {
    { 0, 8, "\x89HDF\r\n\x1a\n", "HDF5" },
    { 0, 4, "PAR1", "Parquet" },
    { 0, 6, "ARROW1", "Arrow (Feather)" },
    { 0, 4, "FEA1", "Feather, version 1" },
    { 0, 10, "MATLAB 5.0", "a MATLAB file" },
    { 0, 4, "\x28\xB5\x2F\xFD", "zstd" },
    { 0, 6, "\xFD" "7zXZ\0", "xz" },
    { 0, 3, "BZh", "bzip2" },
    { 0, 3, "\x1F\x8B\x08", "gzip inside gzip" },
    { 0, 4, "\x04\x22\x4D\x18", "lz4" },
    { 0, 6, "7z\xBC\xAF\x27\x1C", "7z" },
    { 0, 3, "\xFF\xD8\xFF", "a JPEG image" },
    { 0, 4, "GIF8", "a GIF image" },
    { 0, 4, "RIFF", "RIFF (WAV, WebP, AVI)" },
    { 0, 4, "%PDF", "PDF" },
    { 0, 15, "SQLite format 3", "an SQLite database" },
    { 0, 4, "Obj\1", "Avro" },
    { 4, 4, "TFL3", "a TensorFlow Lite model" },
    { 257, 5, "ustar", "tar" }
};
static const char torch_magic[] = "\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8";
/* NULL, or what the bytes are that no reader here takes; b: room for a name made up */
static const char *foreign_name(char b[96], const unsigned char *p, size_t n)
{
    size_t i;
    for (i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (n >= foreign[i].at + foreign[i].n && memcmp(p + foreign[i].at, foreign[i].bytes, foreign[i].n) == 0)
            return foreign[i].name;
    /* ModelProto has no magic: ir_version, then the producer's name */
    if (n >= 4 && p[0] == 8 && p[1] >= 1 && p[1] < 32 && p[2] == 0x12 && p[3] >= 1 && p[3] < 100 &&
        (size_t)p[3] + 4 <= n) {
        for (i = 0; i < p[3] && p[4 + i] >= ' ' && p[4 + i] < 127; i++) { }
        if (i == p[3]) return "an ONNX model";
    }
    if (n >= 3 && p[0] == 0x80 && p[1] >= 2 && p[1] <= 5) {
        for (i = 2; i < 16 && i + 10 <= n && memcmp(p + i, torch_magic, 10) != 0; i++) { }
        (void)snprintf(b, 96, i < 16 && i + 10 <= n ?
                                  "a PyTorch checkpoint in pickle protocol %d: save it with protocol 2, the default" :
                                  "a pickle of protocol %d", p[1]);
        return b;
    }
    return NULL;
}
/* NULL, or why the beginning of a file is no text in UTF-8. lax: broken UTF-8 is the reader's to refuse */
static const char *no_text(char b[96], const unsigned char *p, size_t n, int lax)
{
    size_t i, w, nul[2] = { 0, 0 };
    uint32_t c;
    if (n >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF)))
        return n >= 4 && p[0] == 0xFF && !p[2] && !p[3] ? "text in UTF-32: save it as UTF-8" :
                                                          "text in UTF-16: --encoding utf-16 reads it";
    for (i = 0; i < n; i++) nul[i & 1] += !p[i];
    if (nul[0] + nul[1])
        return nul[0] + nul[1] < n && (nul[0] > n / 4) != (nul[1] > n / 4) ?
                   "text in UTF-16, it seems: --encoding utf-16 reads it" : "NUL bytes, which no text holds";
    for (i = 0; !lax && i < n; i += w)
        if ((w = nn_utf8_get((const char *)p + i, n - i, &c)) == 0) {
            if (n == 65536 && n - i < 4) break;          /* cut by the end of the beginning */
            (void)snprintf(b, 96, "byte %zu: 0x%02x is not UTF-8: text in latin-1 (--encoding) or no text", i, p[i]);
            return b;
        }
    return NULL;
}
/* A container inside gzip is read by position, a text in another encoding as UTF-8: a file without a
 * name holds what is read and stands in for it. Two at a time, as many as diff compares. */
static struct { const char *path; int fd; char name[32]; } unpacked[2];
static size_t unpacked_turn;
static const char *place_of(const char *path)
{
    size_t i;
    for (i = 0; i < 2; i++) if (unpacked[i].path == path) return unpacked[i].name;
    return path;
}
/* The first bytes p[0..n) of what r has left as UTF-8 behind *to; *done: how many of them. order: 1 = UTF-16 with the
 * low byte first, 2 = high byte first, 0 = latin-1 */
static nn_status to_utf8(nn_buf *to, size_t *done, const unsigned char *p, size_t n, int order,
                         const nn_reader *r, nn_error *e)
{
    size_t i;
    const size_t step = order ? 2 : 1;
    for (i = 0; i + step <= n; i += step) {
        uint32_t c = order == 2 ? (uint32_t)p[i] << 8 | p[i + 1] : p[i];
        char b[4];
        nn_status s;
        if (order == 1) c |= (uint32_t)p[i + 1] << 8;
        if (order && c >= 0xD800 && c < 0xE000) {        /* half of a pair */
            uint32_t low = 0;
            if (i + 4 > n && i) break;                   /* the other half is in the next piece */
            if (i + 4 <= n) low = order == 2 ? (uint32_t)p[i + 2] << 8 | p[i + 3] : (uint32_t)p[i + 3] << 8 | p[i + 2];
            if (c >= 0xDC00 || low < 0xDC00 || low >= 0xE000)
                return nn_error_set(e, NN_E_FORMAT, "%s: byte %llu: half of a character of UTF-16", nn_reader_name(r),
                                    (unsigned long long)(nn_reader_tell(r) + i));
            c = 0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00));
            i += 2;
        }
        if ((s = nn_buf_put(to, b, nn_utf8_put(b, c), e)) != NN_OK) return s;
    }
    if (!i) return nn_error_set(e, NN_E_FORMAT, "%s: byte %llu: half of a character of UTF-16", nn_reader_name(r),
                                (unsigned long long)nn_reader_tell(r));
    *done = i;
    return NN_OK;
}
/* r, to its end, into a file without a name; recode: from --encoding */
static nn_status unpack(const char *path, nn_reader *r, int recode, nn_error *e)
{
    const char *dir = getenv("TMPDIR");
    char name[NN_MAX_PATH_BYTES];
    const unsigned char *p;
    nn_buf b = NN_ZERO;
    size_t n = 1, done, i = unpacked_turn++ % 2;
    nn_status s = NN_OK;
    int fd, order = recode && opt.encoding == 1;
    if (unpacked[i].path) (void)close(unpacked[i].fd);
    unpacked[i].path = NULL;
    (void)snprintf(name, sizeof name, "%s/nnfmt-XXXXXX", dir && *dir ? dir : "/tmp");
    if ((fd = mkstemp(name)) < 0) return nn_error_set(e, NN_E_IO, "%s: %s", name, nn_errno_text(errno));
    (void)unlink(name);
    if (order && (s = nn_reader_peek(r, 2, &p, &n, e)) == NN_OK && n >= 2) {
        if (p[0] == 0xFE && p[1] == 0xFF) order = 2;
        if (order == 2 || (p[0] == 0xFF && p[1] == 0xFE)) nn_reader_take(r, 2);
    }
    while (s == NN_OK && (s = nn_reader_peek(r, 4, &p, &n, e)) == NN_OK && n) {
        const unsigned char *from = p;
        size_t len = done = n;
        if (recode && opt.encoding) {
            b.len = 0;
            s = to_utf8(&b, &done, p, n, order, r, e);
            from = b.data;
            len = b.len;
        }
        while (s == NN_OK && len) {
            const ssize_t k = write(fd, from, len);
            if (k > 0) { from += k; len -= (size_t)k; }
            else if (errno != EINTR) s = nn_error_set(e, NN_E_IO, "%s: unpacking in TMPDIR or /tmp: %s", path,
                nn_errno_text(errno));
        }
        if (s == NN_OK) nn_reader_take(r, done);
    }
    nn_buf_free(&b);
    if (s != NN_OK) { (void)close(fd); return s; }
    unpacked[i].fd = fd;
    unpacked[i].path = path;
    (void)snprintf(unpacked[i].name, sizeof unpacked[i].name, "/dev/fd/%d", fd);
    return NN_OK;
}
static nn_status source(nn_reader **r, const char *path, nn_error *e)
{
    nn_file_opts o = NN_ZERO;
    o.name = path;
    if (strcmp(path, "-") != 0 || !piped) return nn_reader_open(r, place_of(path), &o, e);
    *r = piped;
    piped = NULL;
    return NN_OK;
}
static nn_status open_csv(nn_csv **r, const char *path, const nn_csv_desc *d, nn_error *e)
{
    nn_reader *in = NULL;
    nn_status s = source(&in, path, e);
    return s == NN_OK ? nn_csv_open_from(r, in, d, NULL, e) : s;
}
static nn_status open_jsonl(nn_jsonl **r, const char *path, nn_error *e)
{
    nn_reader *in = NULL;
    nn_status s = source(&in, path, e);
    return s == NN_OK ? nn_jsonl_open_from(r, in, NULL, NULL, e) : s;
}
/* Memory that a text or its tree may take: 64 bytes per byte of text; when it came out of gzip, no more
 * than 64 MiB and 512 bytes per byte of the file. --memory instead, when given. */
static uint64_t budget(const char *path, uint64_t text)
{
    uint64_t all = 64 * text + ((uint64_t)1 << 20), size = 0, packed;
    if (opt.memory) return (uint64_t)opt.memory << 20;
    if (strcmp(path, "-") == 0 || nn_file_size(&size, path, NULL, NULL) != NN_OK || size >= text) return all;
    packed = ((uint64_t)64 << 20) + 512 * size;
    return all < packed ? all : packed;
}
static nn_status slurp(nn_buf *b, const char *path, nn_error *e)
{
    nn_reader *in = NULL;
    const uint64_t most = budget(path, NN_MAX_FILE_READ);
    nn_status s = source(&in, path, e);
    if (s == NN_OK) s = nn_reader_rest(in, b, most < NN_MAX_FILE_READ ? most : NN_MAX_FILE_READ, e);
    nn_reader_close(in);
    return s;
}
/* Is it lines of JSON: a whole value, and another behind the line's end? */
static int has_lines(const nn_buf *b, nn_arena *a)
{
    const char *p = (const char *)b->data, *nl = b->len ? (const char *)memchr(p, '\n', b->len) : NULL;
    nn_json *v;
    const int whole = nl && nn_json_parse(&v, a, p, (size_t)(nl - p), NULL, NULL, NULL) == NN_OK;
    nn_arena_free(a);
    return whole && (size_t)(nl - p) + strspn(nl, " \t\r\n") < b->len;
}
static void json_lines_hint(nn_error *e)
{
    const size_t n = strlen(e->msg);
    (void)snprintf(e->msg + n, sizeof e->msg - n, ": JSON lines? --as jsonl");
}
/* A whole text: JSON or YAML. Of a key that comes twice in JSON the last one counts, with a warning. */
static nn_status read_tree(nn_json **root, nn_arena *a, const char *path, kind k,
                           nn_yaml_warning **w, nn_error *e)
{
    nn_buf b = NN_ZERO;
    nn_json_desc last = NN_ZERO;
    nn_status s = slurp(&b, path, e);
    const uint64_t most = budget(path, b.len);
    a->limit = most < SIZE_MAX ? (size_t)most : SIZE_MAX;
    if (s == NN_OK && k == K_YAML) s = nn_yaml_parse(root, a, (const char *)b.data, b.len, path, w, e);
    last.allow_nan = opt.nan;
    if (s == NN_OK && k == K_JSON && (s = nn_json_parse(root, a, (const char *)b.data, b.len, path, &last,
        e)) == NN_E_FORMAT) {
        nn_arena_free(a);
        last.duplicates = 1;
        if (has_lines(&b, a)) json_lines_hint(e);
        else if (nn_json_parse(root, a, (const char *)b.data, b.len, path, &last, NULL) == NN_OK) {
            char text[512];
            (void)nn_text_mask(text, sizeof text, e->msg, strlen(e->msg));
            fprintf(stderr, "nnfmt: %s: warning: the last one counts\n", text);
            s = NN_OK;
        }
    }
    nn_buf_free(&b);
    return s;
}
/* to the end, only counted */
static nn_status read_through(const char *path, uint64_t *bytes, nn_error *e)
{
    nn_reader *r = NULL;
    const unsigned char *p;
    size_t n = 1;
    nn_status s = source(&r, path, e);
    while (s == NN_OK && (s = nn_reader_peek(r, 1, &p, &n, e)) == NN_OK && n) {
        nn_reader_take(r, n);
        *bytes += n;
    }
    nn_reader_close(r);
    return s;
}
/* a record that is cut short ends the file, as for TensorBoard; said on standard error */
static nn_status read_events(const char *path, nn_status (*each)(void *ctx, const nn_event *ev),
                             void *ctx, nn_error *e)
{
    nn_reader *in = NULL;
    const unsigned char *p;
    size_t n = 0;
    uint64_t good = 0;
    nn_status s = source(&in, path, e);
    if (s == NN_OK) s = nn_events_read_from(in, each, ctx, &good, e);
    while (s == NN_OK && (s = nn_reader_peek(in, 1, &p, &n, e)) == NN_OK && n) nn_reader_take(in, n);
    if (s == NN_OK && nn_reader_tell(in) > good) {
        char file[256];
        (void)nn_text_mask(file, sizeof file, path, strlen(path));
        fprintf(stderr, "nnfmt: %s: byte %llu: a record is cut short: what stands before it is read\n", file,
                (unsigned long long)good);
    }
    nn_reader_close(in);
    return s;
}
static nn_status read_idx(nn_tensor *t, const char *path, nn_error *e)
{
    nn_reader *in = NULL;
    nn_status s = source(&in, path, e);
    if (s == NN_OK) s = nn_idx_read_from(t, in, NULL, e);
    if (s == NN_OK && (s = nn_reader_ended(in, "array", e)) != NN_OK) nn_tensor_free(t);
    nn_reader_close(in);
    return s;
}
/* the formats that their first bytes tell; K_NONE = text, or nothing of ours */
static kind magic_kind(const unsigned char *p, size_t n)
{
    uint64_t len = 0;
    size_t i;
    for (i = 0; i < 8 && i < n; i++) len |= (uint64_t)p[i] << (8 * i);
    if (n >= 6 && memcmp(p, "\x93NUMPY", 6) == 0) return K_NPY;
    if (n >= 4 && (memcmp(p, "PK\3\4", 4) == 0 || memcmp(p, "PK\5\6", 4) == 0)) return K_NPZ;
    if (n >= 4 && memcmp(p, "\x89PNG", 4) == 0) return K_PNG;
    if (n >= 4 && memcmp(p, "GGUF", 4) == 0) return K_GGUF;
    if (n >= 12 && p[0] == 0x80 && p[1] == 2 && memcmp(p + 2, torch_magic, 10) == 0) return K_PTH;
    if (n >= 4 && p[0] == 0 && p[1] == 0 && p[2] >= 8 && p[2] <= 14 && p[3] >= 1 && p[3] <= 8) return K_IDX;
    if (n >= 9 && len <= NN_MAX_SAFETENSORS_HEADER && p[8] == '{' && len >= 2) return K_SAFETENSORS;
    if (n >= 12 && len < 1u << 30) {
        uint32_t c = nn_crc32c(0, p, 8), m = ((c >> 15) | (c << 17)) + 0xa282ead8u;
        if (p[8] == (m & 255) && p[9] == (m >> 8 & 255) && p[10] == (m >> 16 & 255) && p[11] == m >> 24)
            return K_EVENTS;
    }
    return K_NONE;
}
/* A text in another encoding, or a pipe that is read twice: from here on a copy stands in for it. */
static nn_status stand_in(const char *path, nn_error *e)
{
    nn_reader *r = NULL;
    const unsigned char *p;
    size_t n = 0;
    nn_status s = nn_reader_open(&r, path, NULL, e);
    if (s == NN_OK) s = nn_reader_peek(r, 65536, &p, &n, e);
    if (s == NN_OK && opt.encoding && magic_kind(p, n) != K_NONE)
        s = nn_error_set(e, NN_E_ARG, "%s: --encoding is for text, got a %s file", path, kind_names[magic_kind(p, n)]);
    if (s == NN_OK) s = unpack(path, r, 1, e);
    nn_reader_close(r);
    return s;
}
/* model.safetensors.index.json, model.safetensors.index.fp16.json, pytorch_model.bin.index.json: tensors
 * in several files */
static int is_index(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash : path;
    return (strstr(name, ".safetensors.index.") || strstr(name, ".bin.index.")) && has_ending(path, ".json");
}
static int by_position(kind k)
{
    return k == K_NPZ || k == K_PTH || k == K_SAFETENSORS || k == K_GGUF || k == K_PNG;
}
static nn_status detect_kind(const char *path, kind *k, nn_error *e)
{
    nn_reader *r = NULL;
    const unsigned char *p;
    size_t n = 0, i;
    uint64_t len = 0;
    char b[96];
    const char *what = NULL;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    *k = K_NONE;
    if ((opt.encoding || ((opt.counts || opt.decimal) && strcmp(path, "-") == 0)) &&
        (s = stand_in(path, e)) != NN_OK)
        return s;
    if (opt.as) { *k = (kind)opt.as; return NN_OK; }
    o.name = path;
    if ((s = nn_reader_open(&r, place_of(path), &o, e)) != NN_OK) return s;
    s = nn_reader_peek(r, 65536, &p, &n, e);
    if (s == NN_OK) {
        *k = magic_kind(p, n);
        if (*k == K_NONE && (what = foreign_name(b, p, n)) == NULL) {
            /* told by the reader what is wrong with it */
            if (ends_with(path, ".npz")) *k = K_NPZ;
            else if (ends_with(path, ".npy")) *k = K_NPY;
            else if (ends_with(path, ".safetensors")) *k = K_SAFETENSORS;
            else if (ends_with(path, ".gguf")) *k = K_GGUF;
            else if (ends_with(path, ".png")) *k = K_PNG;
            else if (ends_with(path, ".pth") || ends_with(path, ".pt")) *k = K_PTH;
            else if ((what = no_text(b, p, n, text_ending(path) != K_NONE)) == NULL)
                *k = detect_text(path, p, n);
            /* (as JSON it is what it is) */
            if (*k == K_JSON && app.command != JSON && is_index(path)) *k = K_SHARDS;
        }
        if (what) s = nn_error_set(e, NN_E_UNSUPPORTED, "%s: unknown format: %s", path, what);
    }
    if (s == NN_OK && strcmp(path, "-") != 0 && !nn_reader_size(r, &len) &&
        (by_position(*k) || (*k == K_NPY && opt.values >= 3)))
        s = unpack(path, r, 0, e);
    if (s == NN_OK && strcmp(path, "-") == 0) {
        if (by_position(*k)) {
            s = nn_error_set(e, NN_E_UNSUPPORTED,
                             "-: %s cannot be read from a pipe: save it to a file first",
                             kind_names[*k]);
            nn_reader_close(r);
        } else piped = r;
        return s;
    }
    nn_reader_close(r);
    if (s == NN_OK && *k == K_NPZ) {                 /* a zip: of arrays, or a checkpoint? */
        nn_zip *z = NULL;
        if ((s = nn_zip_open(&z, place_of(path), &o, e)) != NN_OK) return s;
        for (i = 0; i < nn_zip_count(z); i++)
            if (ends_with(nn_zip_at(z, i)->name, "/data.pkl") ||
                strcmp(nn_zip_at(z, i)->name, "data.pkl") == 0)
                *k = K_PTH;
        nn_zip_close(z);
    }
    return s;
}
static int is_tree(kind k) { return k == K_JSON || k == K_YAML; }
/* In a directory: text that is taken for a CSV because it is nothing else, such as a README */
static int is_prose(const char *path, kind k) { return k == K_CSV && !opt.as && text_ending(path) == K_NONE; }
/* an option of tables or trees beside a file that is none of them: 1 after saying so */
static int is_idle(const char *path, int is_csv, int tree)
{
    static const char *const of_tables[] = { "delim", "decimal", "header", "rows", "skip_lines", "comment",
                                             "skip_space", "missing", "take", "counts" };
    char flag[16];
    size_t i, n;
    for (i = 0; !is_csv && i < sizeof of_tables / sizeof *of_tables; i++)
        if (nn_app_given(&app, of_tables[i])) {
            for (n = 0; of_tables[i][n]; n++) flag[n] = of_tables[i][n] == '_' ? '-' : of_tables[i][n];
            flag[n] = 0;
            (void)nn_app_usage(&app, "--%s: has no effect on %s; it is read for CSV", flag, path);
            return 1;
        }
    if (tree || !nn_app_given(&app, "memory")) return 0;
    (void)nn_app_usage(&app, "--memory: has no effect on %s; it is read for JSON and YAML", path);
    return 1;
}
static nn_csv_desc csv_desc(const char *path)
{
    nn_csv_desc d = NN_ZERO;
    d.no_header = app.command != CHECK && !opt.header;
    if (opt.delim && strcmp(opt.delim, "blanks") == 0) d.blanks = 1;
    else if (opt.delim) d.delim = strcmp(opt.delim, "\\t") == 0 ? '\t' : *opt.delim;
    else if (has_ending(path, ".tsv")) d.delim = '\t';
    else if (opt.decimal) d.delim = ';';
    d.skip_lines = opt.skip_lines + (size_t)opt.counts;
    d.skip_space = opt.skip_space;
    d.missing = opt.missing;
    if (opt.comment) d.comment = *opt.comment;
    if (opt.counts) d.no_header = 1;
    return d;
}
/* What the first line of a CSV counts (--counts) must be there. */
static nn_status counts_hold(const char *path, nn_error *e)
{
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(path), first = d;
    const nn_csv_field *f;
    uint64_t rows = 0, cols = 0, got = 0;
    size_t n = 0, width;
    char b[64];
    nn_status s;
    first.skip_lines--;
    s = open_csv(&r, path, &first, e);
    if (s == NN_OK) s = nn_csv_row(r, &f, &n, e);
    if (s == NN_OK && (n < 2 || !f[0].n || !f[1].n || nn_u64_parse(f[0].s, f[0].n, &rows) != f[0].n ||
                       nn_u64_parse(f[1].s, f[1].n, &cols) != f[1].n))
        s = nn_error_set(e, NN_E_FORMAT, "%s:%zu: expected two counts, of rows and of columns but the label, got '%s'",
                         path, first.skip_lines + 1, n ? nn_text_brief(b, f[0].s, f[0].n) : "");
    nn_csv_close(r);
    r = NULL;
    if (s == NN_OK) s = open_csv(&r, path, &d, e);
    if (s != NN_OK) return s;
    width = nn_csv_columns(r);
    while (s == NN_OK && (s = nn_csv_row(r, &f, &n, e)) == NN_OK && n) got++;
    if (s == NN_OK && (got != rows || width - 1 != cols))
        s = nn_error_set(e, NN_E_FORMAT, "%s:%zu: counts %llu rows of %llu columns and a label, there are %llu of %zu",
                         path, first.skip_lines + 1, (unsigned long long)rows, (unsigned long long)cols,
                         (unsigned long long)got, width - 1);
    nn_csv_close(r);
    return s;
}
static int is_blank(char c) { return c == ' ' || c == '\t'; }
/* ---- --decimal comma: a copy in which the numbers have points. Only columns that hold nothing but numbers are
 * touched, so that no text changes; lines stay where they are. */
typedef struct decimals {
    nn_csv_desc d;
    nn_buf cell, text, out;                          /* a cell as it stands there; per column 1 = text; what
                                                        is to be written */
    size_t col, line;
    int fd, rows;                                    /* fd: -1 = the first pass, which looks for text */
    nn_error *e;
} decimals;
static nn_status decimal_flush(decimals *x)
{
    const unsigned char *p = x->out.data;
    size_t n = x->out.len;
    while (n) {
        const ssize_t k = write(x->fd, p, n);
        if (k > 0) { p += k; n -= (size_t)k; }
        else if (errno != EINTR)
            return nn_error_set(x->e, NN_E_IO, "a copy in TMPDIR or /tmp: %s", nn_errno_text(errno));
    }
    x->out.len = 0;
    return NN_OK;
}
static nn_status decimal_put(decimals *x, const void *data, size_t n)
{
    nn_status s;
    if (x->fd < 0) return NN_OK;
    s = nn_buf_put(&x->out, data, n, x->e);
    return s == NN_OK && x->out.len >= (size_t)1 << 16 ? decimal_flush(x) : s;
}
/* the cell that ends is a number with a comma or none: 1; *comma: where that is, or NULL */
static int is_decimal(const decimals *x, char **comma)
{
    char b[512];
    char *p = (char *)x->cell.data;
    size_t n = x->cell.len;
    double v;
    if (n > 2 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) { p += 3; n -= 3; }
    for (; x->d.skip_space && n && *p == ' '; n--) p++;
    if (n > 1 && *p == '"' && p[n - 1] == '"') { p++; n -= 2; }
    *comma = NULL;
    if (nn_csv_is_missing(p, n, &x->d)) return 1;
    while (n && is_blank(*p)) { p++; n--; }
    while (n && is_blank(p[n - 1])) n--;
    if (!n || n >= sizeof b || memchr(p, '.', n)) return 0;
    memcpy(b, p, n);
    if ((*comma = (char *)memchr(p, ',', n)) != NULL) b[*comma - p] = '.';
    return nn_f64_parse(b, n, &v) == n;
}
static nn_status decimal_cell(decimals *x)
{
    unsigned char no = 0;
    char *comma;
    const int header = !x->rows && !x->d.no_header;
    nn_status s = NN_OK;
    if (x->fd < 0 && x->col >= x->text.len) s = nn_buf_put(&x->text, &no, 1, x->e);
    if (s == NN_OK && x->fd < 0 && !header && !is_decimal(x, &comma)) x->text.data[x->col] = 1;
    if (s == NN_OK && x->fd >= 0) {
        if (!header && !x->text.data[x->col] && is_decimal(x, &comma) && comma) *comma = '.';
        s = decimal_put(x, x->cell.data, x->cell.len);
    }
    x->cell.len = 0;
    x->col++;
    return s;
}
/* Does a quote begin or go on with the quoted part of the cell? (Behind a quote that ended it, it is one of a pair.) */
static int opens(const decimals *x)
{
    const char *p = (const char *)x->cell.data;
    size_t n = x->cell.len;
    if (n > 2 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) { p += 3; n -= 3; }
    for (; x->d.skip_space && n && *p == ' '; n--) p++;
    return !n || *p == '"';
}
static nn_status decimal_pass(decimals *x, const char *path)
{
    nn_reader *r = NULL;
    const unsigned char *p;
    size_t n = 1, i;
    int quoted = 0, begins = 1, passed = 0, cr = 0;  /* passed: a line that is none of the table */
    const char delim = x->d.delim ? x->d.delim : ',';
    nn_status s = source(&r, path, x->e);
    x->line = x->col = 0;
    x->rows = 0;
    while (s == NN_OK && (s = nn_reader_peek(r, 1, &p, &n, x->e)) == NN_OK && n) {
        for (i = 0; s == NN_OK && i < n; i++) {
            const char c = (char)p[i];
            const int end = !quoted && (c == '\n' || c == '\r');
            if (begins && !(cr && c == '\n')) {
                passed = x->line < x->d.skip_lines || (x->d.comment && c == x->d.comment);
                begins = 0;
            }
            if (!quoted && cr && c == '\n') {            /* the second half of a line's end */
                cr = 0;
                s = decimal_put(x, &c, 1);
                continue;
            }
            cr = end && c == '\r';
            if (!passed && c == '"') quoted = quoted ? 0 : opens(x);
            if (end && !passed && (x->col || x->cell.len)) {
                s = decimal_cell(x);
                x->rows = 1;
            } else if (end && passed) {
                s = decimal_put(x, x->cell.data, x->cell.len);
                x->cell.len = 0;
            } else if (!end && !passed && !quoted && c == delim) s = decimal_cell(x);
            else if (!end) { s = nn_buf_put(&x->cell, &c, 1, x->e); continue; }
            if (s == NN_OK) s = decimal_put(x, &c, 1);
            if (!end) continue;
            x->col = 0;
            x->line++;
            begins = 1;
        }
        if (s == NN_OK) nn_reader_take(r, n);
    }
    if (s == NN_OK && (x->col || x->cell.len)) s = decimal_cell(x);
    if (s == NN_OK) s = decimal_flush(x);
    nn_reader_close(r);
    return s;
}
static nn_status decimal_copy(const char *path, nn_error *e)
{
    const char *dir = getenv("TMPDIR");
    char name[NN_MAX_PATH_BYTES];
    decimals x = NN_ZERO;
    size_t i;
    nn_status s;
    x.d = csv_desc(path);
    if (app.command == JSON)                             /* its first list may be the names */
        x.d.no_header = opt.counts || (nn_app_given(&app, "header") && !opt.header);
    x.fd = -1;
    x.e = e;
    if (x.d.blanks) return nn_error_set(e, NN_E_ARG, "%s: --decimal comma needs a delimiter other than blanks", path);
    s = decimal_pass(&x, path);
    (void)snprintf(name, sizeof name, "%s/nnfmt-XXXXXX", dir && *dir ? dir : "/tmp");
    if (s == NN_OK && (x.fd = mkstemp(name)) < 0) s = nn_error_set(e, NN_E_IO, "%s: %s", name, nn_errno_text(errno));
    if (s == NN_OK) {
        (void)unlink(name);
        s = decimal_pass(&x, path);
        if (s != NN_OK) (void)close(x.fd);
    }
    nn_buf_free(&x.cell);
    nn_buf_free(&x.text);
    nn_buf_free(&x.out);
    if (s != NN_OK) return s;
    for (i = 0; i < 2; i++) if (unpacked[i].path == path) break;
    if (i == 2) i = unpacked_turn++ % 2;
    if (unpacked[i].path) (void)close(unpacked[i].fd);
    unpacked[i].fd = x.fd;
    unpacked[i].path = path;
    (void)snprintf(unpacked[i].name, sizeof unpacked[i].name, "/dev/fd/%d", x.fd);
    return NN_OK;
}
static nn_status detect(const char *path, kind *k, nn_error *e)
{
    nn_status s = detect_kind(path, k, e);
    if (s == NN_OK && opt.encoding && *k != K_CSV && *k != K_JSONL && !is_tree(*k))
        return nn_error_set(e, NN_E_ARG, "%s: --encoding is for text, got a %s file", path, kind_names[*k]);
    if (s == NN_OK && opt.counts && *k == K_CSV) {
        nn_reader_close(piped);                          /* it reads the copy, too */
        piped = NULL;
        s = counts_hold(path, e);
    }
    if (s == NN_OK && opt.decimal && *k == K_CSV) {
        nn_reader_close(piped);
        piped = NULL;
        s = decimal_copy(path, e);
    }
    return s;
}
/* ---- rows of a table: --take passes over those before it and ends behind its last */
typedef struct taking { uint64_t before, left; } taking;
static taking taking_rows(void)
{
    taking t;
    t.before = opt.take.min > 1 ? (uint64_t)opt.take.min - 1 : 0;
    t.left = opt.take.max ? (uint64_t)(opt.take.max - opt.take.min) + 1 : UINT64_MAX;
    return t;
}
/* the word of --missing, where cells stay text */
static int is_missing(const nn_csv_field *f)
{
    return opt.missing && strlen(opt.missing) == f->n && memcmp(f->s, opt.missing, f->n) == 0;
}
static nn_status take_row(taking *t, nn_csv *r, const nn_csv_field **f, size_t *n, nn_error *e)
{
    nn_status s = NN_OK;
    *n = 0;
    for (; t->before && t->left; t->before--)
        if ((s = nn_csv_row(r, f, n, e)) != NN_OK || !*n) return s;
    *n = 0;
    if (!t->left) return NN_OK;
    t->left--;
    return nn_csv_row(r, f, n, e);
}
static nn_status take_rows(taking *t, nn_csv *r, size_t most, nn_table *out, nn_error *e)
{
    const nn_csv_field *f;
    size_t n;
    nn_status s = NN_OK;
    for (; s == NN_OK && t->before; t->before--)
        if ((s = nn_csv_row(r, &f, &n, e)) == NN_OK && !n) break;
    if (s != NN_OK) return s;
    if (most > t->left) most = (size_t)t->left;
    t->left -= most;
    return nn_csv_next(r, most, out, e);
}

/* ---- which entries, and under which names: --only, --strip, --rename */
static nn_arena labels;                              /* new names */
/* per word of the three lists: met a name. For both files of a diff */
static unsigned char *word_used;
static int many;                                     /* several files are shown */
static int selects(void) { return opt.only.n || opt.strip.n || opt.rename.n; }
/* Is `old` a whole name, or the beginning of one up to a dot or a slash? Its length, or 0. */
static size_t old_part(const char *old, size_t n, const char *name)
{
    if (!n || strncmp(name, old, n) != 0) return 0;
    return !name[n] || strchr("./", name[n]) || strchr("./", old[n - 1]) ? n : 0;
}
/* *as: what an entry of that name is called now; NULL = it is not wanted */
static nn_status choose(const char **as, const char *name, nn_error *e)
{
    size_t i, n;
    int wanted = !opt.only.n;
    unsigned char *used;
    *as = NULL;
    if (!word_used && (word_used = (unsigned char *)calloc(opt.only.n + opt.strip.n + opt.rename.n + 1, 1)) == NULL)
        return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory");
    used = word_used;
    for (i = 0; i < opt.only.n; i++, used++)
        if (strcmp(opt.only.v[i], name) == 0 || fnmatch(opt.only.v[i], name, 0) == 0) wanted = *used = 1;
    if (!wanted) return NN_OK;
    for (i = 0; i < opt.strip.n; i++, used++) {
        n = strlen(opt.strip.v[i]);
        if (strncmp(name, opt.strip.v[i], n) != 0 || !name[n]) continue;
        name += n;
        *used = 1;
    }
    for (i = 0; i < opt.rename.n; i++, used++) {
        const char *old = opt.rename.v[i], *to = strchr(old, '=') + 1;
        char *b;
        if ((n = old_part(old, (size_t)(to - old) - 1, name)) == 0) continue;
        *used = 1;
        b = (char *)nn_arena_get(&labels, strlen(to) + strlen(name + n) + 1);
        if (!b) return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory");
        strcpy(b, to);
        strcat(b, name + n);
        name = b;
        break;
    }
    *as = name;
    return NN_OK;
}
/* a word of the lists that met no name is a slip */
static nn_status all_used(const char *path, nn_error *e)
{
    static const char *const keys[] = { "only", "strip", "rename" };
    const nn_texts *lists[3];
    size_t k, i, at = 0;
    if (many) return NN_OK;                              /* of several files: at their end */
    lists[0] = &opt.only;
    lists[1] = &opt.strip;
    lists[2] = &opt.rename;
    for (k = 0; k < 3; k++)
        for (i = 0; i < lists[k]->n; i++, at++)
            if (!word_used || !word_used[at])
                return nn_error_set(e, NN_E_ARG, "%s: --%s %s meets no name", path, keys[k], lists[k]->v[i]);
    return NN_OK;
}
/* the new name `as` of `name` was there before: two entries cannot have one */
static nn_status name_taken(const char *path, const char *name, const char *as, nn_error *e)
{
    return nn_error_set(e, NN_E_ARG, "%s: '%s' would be called '%s' like another entry", path, name, as);
}
/* lines and trees have no arrays to choose from: 1 after saying so */
static int cannot_select(const char *path, kind k)
{
    if (!selects() || (k != K_JSON && k != K_YAML && k != K_JSONL && k != K_EVENTS && k != K_GZ)) return 0;
    (void)nn_app_usage(&app, "--%s: has no effect on %s; it is read for arrays and tables",
                       opt.only.n ? "only" : opt.strip.n ? "strip" : "rename", path);
    return 1;
}
/* What the columns of a table are called now, NULL = not wanted; *label is the caller's to free, and
 * NULL when all stay as they are. */
static nn_status label_columns(const char ***label, const nn_csv *r, const char *path, nn_error *e)
{
    const size_t cols = nn_csv_columns(r);
    nn_dict seen = NN_ZERO;
    nn_tensor none = NN_ZERO;
    size_t i, n = 0;
    nn_status s = NN_OK;
    *label = NULL;
    if (!selects()) return NN_OK;
    if ((*label = (const char **)calloc(cols + 1, sizeof **label)) == NULL)
        return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu columns", cols);
    none.dtype = NN_U8;
    none.itemsize = 1;
    for (i = 0; s == NN_OK && i < cols; i++) {
        s = choose(*label + i, nn_csv_name(r, i), e);
        if (s != NN_OK || !(*label)[i]) continue;
        s = nn_dict_put(&seen, (*label)[i], &none, e);
        if (s == NN_OK && seen.count == n++) s = name_taken(path, nn_csv_name(r, i), (*label)[i], e);
    }
    nn_dict_free(&seen);
    return s == NN_OK ? all_used(path, e) : s;
}

/* the member of that name; `guess`: the one where it should be */
static const nn_json *member(const nn_json *row, const nn_json *guess, const char *name)
{
    return guess && guess->key && strcmp(guess->key, name) == 0 ? guess : nn_json_get(row, name);
}
/* 1 = `name` is among the names behind p, each with its NUL */
static int is_among(const char *name, const char *p, const char *end)
{
    for (; p < end; p += strlen(p) + 1) if (strcmp(p, name) == 0) return 1;
    return 0;
}
/* JSON lines as CSV: objects of numbers and text, or lists of equal length (*list; columns "0", "1", ...).
 * The first object's keys are the columns; where a later one has not all of them, the cell is missing. */
static nn_status jsonl_to_csv(nn_writer *out, const char *path, int *list, nn_error *e)
{
    nn_jsonl *r = NULL;
    nn_json *v;
    const nn_json *c, *g;
    nn_buf names = NN_ZERO;
    nn_csv_writer w = NN_ZERO;
    size_t width = 0, line, i, found;
    char b[NN_NUM_BYTES];
    nn_status s = open_jsonl(&r, path, e);
    while (s == NN_OK && (s = nn_jsonl_next(r, &v, e)) == NN_OK && v) {
        const char *name;
        line = nn_jsonl_line(r);
        if (!width) {
            *list = v->type == NN_JSON_ARRAY;
            width = v->n;
            if ((v->type != NN_JSON_ARRAY && v->type != NN_JSON_OBJECT) || !width) {
                s = nn_error_set(e, NN_E_UNSUPPORTED, "%s:%zu: expected an object or a list per line",
                                 path, line);
                break;
            }
            if ((s = nn_csv_begin(&w, out, width, 0, NULL, e)) != NN_OK) break;
            for (c = v->v.first, i = 0; c && s == NN_OK; c = c->next, i++) {
                if (*list) { nn_csv_put_text(&w, b, nn_u64_print(b, i)); continue; }
                nn_csv_put_str(&w, c->key);
                s = nn_buf_put(&names, c->key, strlen(c->key) + 1, e);
            }
            if (s != NN_OK) break;
        }
        if (v->type != (*list ? NN_JSON_ARRAY : NN_JSON_OBJECT)) {
            s = nn_error_set(e, NN_E_FORMAT, "%s:%zu: expected %s as in the first line, got %s", path, line,
                             *list ? "a list" : "an object", nn_json_type_name(v->type));
            break;
        }
        if (*list && v->n != width) {
            s = nn_error_set(e, NN_E_FORMAT,
                             "%s:%zu: expected %zu values as in the first line, got %zu", path, line,
                             width, v->n);
            break;
        }
        name = (const char *)names.data;
        for (g = v->v.first, i = found = 0; s == NN_OK && i < width; i++) {
            c = *list ? g : member(v, g, name);
            if (!*list) name += strlen(name) + 1;
            if (!c) { nn_csv_put_missing(&w); continue; }
            found++;
            if (c == g) g = g->next;
            switch (c->type) {
            case NN_JSON_NULL: nn_csv_put_missing(&w); break;
            case NN_JSON_BOOL: nn_csv_put_bool(&w, c->v.i != 0); break;
            case NN_JSON_INT: nn_csv_put_i64(&w, c->v.i); break;
            case NN_JSON_UINT: nn_csv_put_u64(&w, c->v.u); break;
            case NN_JSON_REAL: nn_csv_put_f64(&w, c->v.d); break;
            case NN_JSON_STRING: nn_csv_put_text(&w, c->v.s, c->n); break;
            default:
                s = nn_error_set(e, NN_E_UNSUPPORTED, "%s:%zu: nested values do not make columns", path,
                                 line);
                break;
            }
        }
        name = (const char *)names.data;
        for (c = v->v.first; s == NN_OK && !*list && found < v->n && c; c = c->next)
            if (!is_among(c->key, name, name + names.len))
                s = nn_error_set(e, NN_E_FORMAT, "%s:%zu: '%s' is no key of the first line", path, line, c->key);
    }
    if (s == NN_OK && !width) s = nn_error_set(e, NN_E_FORMAT, "%s: expected at least one line", path);
    if (w.w) { nn_status q = nn_csv_end(&w, s == NN_OK ? e : NULL); if (s == NN_OK) s = q; }
    nn_jsonl_close(r);
    nn_buf_free(&names);
    return s;
}
/* ---- what a table holds, in one pass */
static int is_numeric(nn_dtype t)
{
    return t != NN_DTYPE_NONE && t != NN_UCS4 && t != NN_BYTES && t != NN_C64 && t != NN_C128;
}
static int is_complex(nn_dtype t) { return t == NN_C64 || t == NN_C128; }
static int is_integer(nn_dtype t)
{
    return is_numeric(t) && t != NN_F16 && t != NN_BF16 && t != NN_F32 && t != NN_F64;
}
/* An integer as sign and magnitude: what a double would round stays apart. */
static uint64_t magnitude(const nn_tensor *t, size_t i, int *negative)
{
    int64_t v;
    *negative = 0;
    if (t->dtype == NN_U64) return ((const uint64_t *)t->data)[i];
    v = t->dtype == NN_I64 ? nn_i64(t)[i] : (int64_t)nn_tensor_get_f64(t, i);
    *negative = v < 0;
    return v < 0 ? (uint64_t)(-(v + 1)) + 1 : (uint64_t)v;
}
/* item i of a complex array, or a number with imaginary part 0 */
static void complex_of(const nn_tensor *t, size_t i, double v[2])
{
    float f[2];
    v[1] = 0;
    if (t->dtype == NN_C128) memcpy(v, (const char *)t->data + 16 * i, 16);
    else if (t->dtype == NN_C64) {
        memcpy(f, (const char *)t->data + 8 * i, 8);
        v[0] = f[0];
        v[1] = f[1];
    } else v[0] = nn_tensor_get_f64(t, i);
}
/* Ranges. Integers are held as sign and magnitude, exactly; of complex numbers it is their size. small: the
 * sum times 2^-64, for sums beyond the largest double. */
typedef struct stats {
    size_t n, nan, inf, ints;
    double min, max, sum, small;
    uint64_t least, most;
    int least_negative, most_negative;
} stats;
static void stats_value(stats *q, double v)
{
    if (v != v) { q->nan++; return; }
    q->inf += v - v != 0;
    if (!q->n || v < q->min) q->min = v;
    if (!q->n || v > q->max) q->max = v;
    q->sum += v;
    q->small += v / 18446744073709551616.0;
    q->n++;
}
static int integer_less(int xn, uint64_t x, int yn, uint64_t y) { return xn != yn ? xn : xn ? x > y : x < y; }
static void stats_integer(stats *q, int negative, uint64_t m)
{
    if (!q->ints || integer_less(negative, m, q->least_negative,
        q->least)) { q->least = m; q->least_negative = negative; }
    if (!q->ints || integer_less(q->most_negative, q->most, negative, m)) { q->most = m; q->most_negative = negative; }
    q->ints++;
    stats_value(q, negative ? -(double)m : (double)m);
}
static void stats_add(stats *q, const nn_tensor *t)
{
    size_t i, n = nn_tensor_count(t);
    for (i = 0; i < n; i++) {
        if (is_integer(t->dtype)) {
            int negative;
            const uint64_t m = magnitude(t, i, &negative);
            stats_integer(q, negative, m);
        } else if (is_complex(t->dtype)) {
            double v[2];
            complex_of(t, i, v);
            stats_value(q, v[0] != v[0] || v[1] != v[1] ? NAN : hypot(v[0], v[1]));
        } else stats_value(q, nn_tensor_get_f64(t, i));
    }
}
static void show_number(const char *what, double v, int ints, int negative, uint64_t m, nn_dtype dtype)
{
    char b[NN_NUM_BYTES];
    if (ints) nn_u64_print(b, m);
    else if (dtype == NN_F32 || dtype == NN_F16 || dtype == NN_BF16) nn_f32_print(b, (float)v);
    else nn_f64_print(b, v);
    printf(" %s %s%s", what, ints && negative ? "-" : "", b);
}
static double mean_of(const stats *q)
{
    const double mean = q->sum / (double)q->n;
    return mean - mean != 0 && !q->inf ? q->small / (double)q->n * 18446744073709551616.0 : mean;
}
static void json_number(nn_json_writer *w, double v, int ints, int negative, uint64_t m, nn_dtype dtype)
{
    if (!ints && (dtype == NN_F32 || dtype == NN_F16 || dtype == NN_BF16)) nn_json_f32(w, (float)v);
    else if (!ints) nn_json_f64(w, v);
    else if (negative) nn_json_i64(w, -(int64_t)(m - 1) - 1);
    else nn_json_u64(w, m);
}
static void show_stats(const stats *q, nn_dtype dtype)
{
    const int ints = q->ints == q->n;
    if (!q->n) return;
    show_number(is_complex(dtype) ? "|min|" : "min", q->min, ints, q->least_negative, q->least, dtype);
    show_number(is_complex(dtype) ? "|mean|" : "mean", nn_f64_round(mean_of(q), 9), 0, 0, 0, NN_F64);
    show_number(is_complex(dtype) ? "|max|" : "max", q->max, ints, q->most_negative, q->most, dtype);
}
/* one pass in bounded memory: per column what fits every cell, and its range */
/* big: beyond int64; mixed: an integer that no number type of the column could hold when it came,
 * as in nn_csv_read; width: characters of the longest cell */
typedef struct colstat {
    size_t missing, ints, negative, big, mixed, reals, bools, texts, width, bytes;
    stats q;
} colstat;
static void colstat_add(colstat *c, const char *p, size_t m, const nn_csv_desc *d)
{
    double v;
    int64_t k;
    uint64_t u;
    const char *all = p;
    size_t n = m, i;
    c->bytes += n + 1;
    if (nn_csv_is_missing(p, m, d)) { c->missing++; c->mixed += c->big && !c->reals; return; }
    while (m && is_blank(*p)) { p++; m--; }
    while (m && is_blank(p[m - 1])) m--;
    if (m && nn_f64_parse(p, m, &v) == m) {
        if (nn_i64_parse(p, m, &k) == m) {
            stats_integer(&c->q, k < 0, k < 0 ? (uint64_t)(-(k + 1)) + 1 : (uint64_t)k);
            c->ints++;
            c->negative += k < 0;
            c->mixed += k < 0 && c->big && !c->reals;
        } else if (nn_u64_parse(p, m, &u) == m) {
            stats_integer(&c->q, 0, u);
            c->ints++;
            c->big++;
            c->mixed += !c->reals && (c->negative || c->missing);
        } else if (strspn(p + (*p == '-' || *p == '+'), "0123456789") >=
                   m - (*p == '-' || *p == '+')) {
            stats_value(&c->q, v);
            c->ints++;
            c->mixed += !c->reals;
        } else {
            stats_value(&c->q, v);
            c->reals++;
        }
    } else if (nn_csv_bool(all, n) >= 0) c->bools++;
    else {
        c->texts++;
        for (i = n, n = 0; i--; ) n += ((unsigned char)all[i] & 0xC0) != 0x80;
    }
    if (n > c->width) c->width = n;
}
/* as nn_csv_read infers it */
static nn_dtype colstat_type(const colstat *c)
{
    if (c->texts || (c->bools && (c->ints || c->reals || c->missing))) return NN_BYTES;
    if (c->bools) return NN_BOOL;
    if (c->mixed) return NN_BYTES;
    if (c->reals || !c->ints) return NN_F64;
    return c->missing ? NN_F64 : c->big ? NN_U64 : NN_I64;
}
/* one more cell of the first rows, as text or (--json) in lists; begins: 1 = a row, 2 = the first row */
static nn_status head_cell(nn_buf *head, const char *p, size_t n, int begins, nn_error *e)
{
    nn_json_writer w = NN_ZERO;
    nn_status s;
    if (!opt.json) {
        s = begins ? NN_OK : nn_buf_put(head, "  ", 2, e);
        if (s != NN_OK) return s;
        return opt.raw ? nn_buf_put(head, p, n, e) : nn_buf_mask(head, p, n, e);
    }
    s = nn_buf_text(head, begins == 2 ? "[" : begins ? ",[" : ",", e);
    w.buf = head;
    nn_json_lossy(&w, p, n);
    return s == NN_OK ? nn_json_finish(&w, e) : s;
}
/* the whole of r; head (may be NULL) takes the first opt.rows rows as text, of the columns with a
 * label (NULL = of all) */
static nn_status scan_csv(nn_csv *r, const nn_csv_desc *d, colstat **out, size_t *rows,
                          nn_buf *head, const char *const *label, nn_error *e)
{
    const nn_csv_field *f;
    size_t n, i, cols = nn_csv_columns(r);
    nn_status s = NN_OK;
    taking take = taking_rows();
    int first;
    colstat *c = (colstat *)calloc(cols, sizeof *c);
    *rows = 0;
    if (!c) return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu columns", cols);
    while (s == NN_OK && (s = take_row(&take, r, &f, &n, e)) == NN_OK && n) {
        for (i = 0, first = 1; i < cols && s == NN_OK; i++) {
            const char *p = i < n ? f[i].s : "";
            size_t m = i < n ? f[i].n : 0;
            if (head && *rows < opt.rows && (!label || label[i])) {
                s = head_cell(head, p, m, first ? *rows ? 1 : 2 : 0, e);
                first = 0;
            }
            colstat_add(c + i, p, m, d);
        }
        if (head && *rows < opt.rows && s == NN_OK) s = nn_buf_put(head, opt.json ? "]" : "\n", 1, e);
        ++*rows;
    }
    if (s != NN_OK) { free(c); return s; }
    *out = c;
    return NN_OK;
}
/* ---- scratch: bytes written once and read back at will, in memory while few, else in a file that
 * has no name any more */
#define SCRATCH_MEMORY ((size_t)8 << 20)
typedef struct scratch {
    nn_buf mem;
    uint64_t size, pos;
    nn_io io;
    const char *beside;
    int fd, on_disk;
} scratch;
/* where a conversion's scratch file lies: the folder of its output; elsewhere TMPDIR or /tmp */
static const char *scratch_beside;
static int scratch_disk(scratch *q)
{
    const char *dir = getenv("TMPDIR"), *slash = scratch_beside ? strrchr(scratch_beside, '/') : NULL;
    char name[NN_MAX_PATH_BYTES];
    size_t n = slash ? (size_t)(slash - scratch_beside) + 1 : 0;
    if (n + 32 > sizeof name) return ENAMETOOLONG;
    if (scratch_beside) (void)snprintf(name, sizeof name, "%.*s.nntmp-XXXXXX", (int)n, scratch_beside);
    else if (snprintf(name, sizeof name, "%s/nnfmt-XXXXXX", dir && *dir ? dir : "/tmp") >=
             (int)sizeof name)
        return ENAMETOOLONG;
    if ((q->fd = scratch_open(name)) < 0) return errno;
    q->on_disk = 1;
    return 0;
}
static int scratch_write(scratch *q, const void *data, size_t n)
{
    const char *p = (const char *)data;
    ssize_t k;
    if (!q->on_disk) {
        int e;
        nn_buf had = q->mem, none = NN_ZERO;
        if (q->mem.len + n <= SCRATCH_MEMORY) {
            if (nn_buf_put(&q->mem, data, n, NULL) != NN_OK) return ENOMEM;
            q->size += n;
            return 0;
        }
        if ((e = scratch_disk(q)) != 0) return e;
        q->mem = none;
        q->size = 0;
        e = scratch_write(q, had.data, had.len);
        nn_buf_free(&had);
        if (e) return e;
    }
    for (; n; n -= (size_t)k, p += k, q->size += (uint64_t)k)
        if ((k = pwrite(q->fd, p, n < (size_t)1 << 30 ? n : (size_t)1 << 30, (off_t)q->size)) <=
            0) {
            if (k < 0 && errno == EINTR) k = 0;
            else return k < 0 ? errno : EIO;
        }
    return 0;
}
static int scratch_read(scratch *q, uint64_t at, void *to, size_t n)
{
    char *p = (char *)to;
    ssize_t k;
    if (at > q->size || n > q->size - at) return EIO;
    if (!q->on_disk) { if (n) memcpy(p, q->mem.data + at, n); return 0; }
    for (; n; n -= (size_t)k, p += k, at += (uint64_t)k)
        if ((k = pread(q->fd, p, n < (size_t)1 << 30 ? n : (size_t)1 << 30, (off_t)at)) <= 0) {
            if (k < 0 && errno == EINTR) k = 0;
            else return k < 0 ? errno : EIO;
        }
    return 0;
}
static void scratch_free(scratch *q)
{
    scratch none = NN_ZERO;
    if (q->on_disk) (void)close(q->fd);
    nn_buf_free(&q->mem);
    *q = none;
}
static nn_status scratch_failed(int err, nn_error *e)
{
    return nn_error_set(e, NN_E_IO, "scratch file %s%s: %s",
                        scratch_beside ? "beside " : "in TMPDIR or /tmp",
                        scratch_beside ? scratch_beside : "", nn_errno_text(err));
}
/* the same as a file of nn_fmt.h's readers and writers */
static int sio_open(void *u, intptr_t *h, const char *path, nn_io_mode mode, unsigned perm)
{
    (void)path;
    (void)mode;
    (void)perm;
    *h = 3;
    ((scratch *)u)->pos = 0;
    return 0;
}
static int sio_write(void *u, intptr_t h, const void *p, size_t n, size_t *done)
{
    (void)h;
    *done = n;
    return scratch_write((scratch *)u, p, n);
}
static int sio_read(void *u, intptr_t h, void *p, size_t n, size_t *done)
{
    scratch *q = (scratch *)u;
    int e;
    (void)h;
    if (n > q->size - q->pos) n = (size_t)(q->size - q->pos);
    e = scratch_read(q, q->pos, p, n);
    q->pos += n;
    *done = n;
    return e;
}
static int sio_seek(void *u, intptr_t h, uint64_t at)
{
    (void)h;
    ((scratch *)u)->pos = at;
    return at <= ((scratch *)u)->size ? 0 : EINVAL;
}
static int sio_close(void *u, intptr_t h) { (void)u; (void)h; return 0; }
static int sio_info_of(void *u, intptr_t h, nn_io_info *out)
{
    memset(out, 0, sizeof *out);
    (void)h;
    out->size = ((scratch *)u)->size;
    out->is_file = 1;
    return 0;
}
static int sio_info(void *u, const char *path, nn_io_info *out)
{
    (void)path;
    memset(out, 0, sizeof *out);
    (void)u;
    return 0;
}
static nn_file_opts scratch_opts(scratch *q, const char *name)
{
    nn_file_opts o = NN_ZERO;
    q->io = *nn_io_system();
    q->io.open = sio_open;
    q->io.write = sio_write;
    q->io.read = sio_read;
    q->io.seek = sio_seek;
    q->io.close = sio_close;
    q->io.info_of = sio_info_of;
    q->io.info = sio_info;
    q->io.user = q;
    o.io = &q->io;
    o.raw = 1;
    o.name = name;
    return o;
}

/* ---- a table as text that can be read twice: the file itself, or a copy (from a pipe, or of JSON
 * lines as CSV) */
typedef struct table_text { const char *path; int copied, list; scratch copy; } table_text;
static nn_status text_open(table_text *x, const char *path, kind k, nn_error *e)
{
    nn_writer *w = NULL;
    nn_file_opts o;
    nn_status s;
    x->path = path;
    if (k == K_CSV && strcmp(path, "-") != 0) return NN_OK;
    x->copied = 1;
    o = scratch_opts(&x->copy, path);
    if ((s = nn_writer_open(&w, "-", &o, e)) != NN_OK) return s;
    if (k == K_JSONL) s = jsonl_to_csv(w, path, &x->list, e);
    else {
        nn_reader *r = NULL;
        const unsigned char *p;
        size_t n = 0;
        s = source(&r, path, e);
        while (s == NN_OK && (s = nn_reader_peek(r, 1, &p, &n, e)) == NN_OK && n)
            if ((s = nn_writer_put(w, p, n, e)) == NN_OK) nn_reader_take(r, n);
        nn_reader_close(r);
    }
    if (s == NN_OK) return nn_writer_commit(w, e);
    nn_writer_abort(w);
    return s;
}
static nn_csv_desc text_desc(const table_text *x, kind k)
{
    nn_csv_desc d = NN_ZERO;
    return k == K_JSONL ? d : csv_desc(x->path);
}
static nn_status text_csv(table_text *x, nn_csv **r, const nn_csv_desc *d, nn_error *e)
{
    nn_file_opts o = NN_ZERO;
    if (x->copied) o = scratch_opts(&x->copy, x->path);
    o.name = x->path;
    return nn_csv_open(r, x->copied ? x->path : place_of(x->path), d, &o, e);
}

/* ---- arrays of a file, left where they are and read piece by piece */
#define PIECE ((size_t)2 << 20)                      /* bytes in hand at a time, or one item */
typedef struct origin {
    nn_place where;                                  /* nn_fmt.h's; .npz: the member and, behind its
                                                        header, 0 */
    nn_dtype dtype;                                  /* as stored; the dict's says what is wanted */
    size_t head;                                     /* .npz, .npy: bytes of header */
    size_t step;                                     /* tables: bytes from a group's start to the
                                                        column, or (flat) from the store's to the
                                                        array */
    int fortran, flat;
    size_t shard;                                    /* which of arrays.shards */
    size_t width;                                    /* --bytes: of a byte string as stored; 0 elsewhere */
    const char *unit;                                /* NULL; of dates "datetime64[s]": int64 counts of it */
} origin;
typedef struct arrays {
    nn_dict d, meta;                                 /* names, types, shapes; what is small or odd
                                                        comes with its data */
    kind k;
    const char *path;
    origin *of;                                      /* [d.count] */
    size_t of_room;                                  /* npz, npy: entries that it has room for */
    nn_npz *npz;
    nn_zip *zip;
    nn_gguf *gguf;                                   /* its metadata */
    nn_dict shards;                                  /* names of the files beside the index, one of */
    size_t shard;                                    /*   which r reads, when there is r */
    nn_reader *r;
    scratch store;                                   /* tables: groups of `group` rows, in each the
                                                        columns one after the other */
    size_t group, row;                               /*   of `row` bytes together */
    nn_tensor block;                                 /* rows of a Fortran-ordered array, in C order */
    size_t block_of, block_at;
    int lenient;                                     /* what cannot be read is left out and */
    nn_buf left;                                     /*   named here, as in nn_file_opts */
    int nested;                                      /* .pth: read to be written as nested as it is: */
    nn_buf kinds;                                    /*   nn_pth_opts.kinds, names joined by LEVEL */
} arrays;
#define LEVEL '\x1f'
static void arrays_close(arrays *a)
{
    arrays none = NN_ZERO;
    nn_dict_free(&a->d);
    nn_dict_free(&a->meta);
    free(a->of);
    nn_npz_close(a->npz);
    nn_zip_close(a->zip);
    nn_gguf_close(a->gguf);
    nn_dict_free(&a->shards);
    nn_reader_close(a->r);
    scratch_free(&a->store);
    nn_buf_free(&a->kinds);
    nn_buf_free(&a->left);
    nn_tensor_free(&a->block);
    *a = none;
}
/* number of the entry of that name, or d->count */
static size_t entry(const nn_dict *d, const char *name)
{
    const char *t = (const char *)nn_dict_get(d, name);
    return t ? (size_t)((const nn_dict_item *)(const void *)(t - offsetof(nn_dict_item, value)) - d->items) : d->count;
}
static nn_status put_outline(nn_dict *d, const char *name, nn_dtype dtype, size_t itemsize,
                             size_t ndim, const size_t *shape, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    t.dtype = dtype;
    t.itemsize = itemsize;
    t.ndim = ndim;
    if (ndim) memcpy(t.shape, shape, ndim * sizeof *shape);
    return nn_dict_put(d, name, &t, e);
}
static nn_status arrays_of(arrays *a, nn_error *e)
{
    size_t i;
    a->of = (origin *)calloc(a->d.count + 1, sizeof *a->of);
    if (!a->of) return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu arrays", a->d.count);
    for (i = 0; i < a->d.count; i++) {
        a->of[i].dtype = a->d.items[i].value.dtype;
        a->of[i].where.member = NN_NO_MEMBER;
    }
    return NN_OK;
}
/* room for n more entries */
static nn_status arrays_room(arrays *a, size_t n, nn_error *e)
{
    size_t room = a->of_room ? a->of_room : 64;
    origin *of;
    while (room < a->d.count + n) room *= 2;
    if (room == a->of_room) return NN_OK;
    of = (origin *)realloc(a->of, room * sizeof *of);
    if (!of) return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu arrays", a->d.count + n);
    memset(of + a->of_room, 0, (room - a->of_room) * sizeof *of);
    a->of = of;
    a->of_room = room;
    return NN_OK;
}
/* A structured array by field, and dates: whole in memory. Of an archive the member, else SIZE_MAX; 0 when
 * there is nothing to be read, *s is not NN_OK when reading failed. */
static int arrays_parts(arrays *a, size_t member, nn_status *s, nn_error *e)
{
    nn_dict d = NN_ZERO;
    nn_buf units = NN_ZERO, left = NN_ZERO;
    nn_npy_parts to = NN_ZERO;
    nn_error why = NN_ZERO;
    const char *unit;
    size_t i, read;
    to.arrays = &d;
    to.units = &units;
    if (a->lenient) to.left = &left;
    *s = member == SIZE_MAX ? nn_npy_read_parts(&to, "", a->path, NULL, &why) :
                              nn_npz_get_parts(a->npz, member, &to, &why);
    read = *s == NN_OK ? d.count : *s != NN_E_UNSUPPORTED;
    /* fields that are all foreign: their reason says more than that there are fields */
    if (*s != NN_OK && e && (read || strstr(e->msg, "structured arrays"))) *e = why;
    if (!read) *s = NN_E_UNSUPPORTED;
    unit = (const char *)units.data;
    if (*s == NN_OK && read) *s = arrays_room(a, d.count, e);
    for (i = 0; *s == NN_OK && i < d.count; i++, unit += strlen(unit) + 1) {
        const size_t j = a->d.count;
        const char *name = *d.items[i].name ? d.items[i].name : "array";
        a->of[j].dtype = d.items[i].value.dtype;
        a->of[j].where.member = NN_NO_MEMBER;
        if (*unit) {
            char *copy = (char *)nn_arena_get(&labels, strlen(unit) + 1);
            if (copy) a->of[j].unit = strcpy(copy, unit);
        }
        *s = nn_dict_put(&a->d, name, &d.items[i].value, e);
        if (*s == NN_OK && a->d.count == j)
            *s = nn_error_set(e, NN_E_FORMAT, "%s: two arrays are called '%s'", a->path, name);
    }
    if (*s == NN_OK && read && left.len) *s = nn_buf_put(&a->left, left.data, left.len, e);
    nn_buf_free(&units);
    nn_buf_free(&left);
    nn_dict_free(&d);
    return read != 0;
}
static nn_status arrays_npz(arrays *a, const char *name, nn_error *e)
{
    nn_file_opts o = NN_ZERO;
    size_t i, j, only = SIZE_MAX;
    nn_status s;
    o.name = a->path;
    if (a->lenient) { o.left = &a->left; o.objects = nn_npy_object_text; }
    s = nn_npz_open(&a->npz, place_of(a->path), &o, e);
    if (s != NN_OK) return s;
    if (name && (only = nn_npz_find(a->npz, name)) == SIZE_MAX) name = NULL;     /* a field? */
    if ((s = arrays_room(a, nn_npz_count(a->npz) + 1, e)) != NN_OK) return s;
    for (i = 0; s == NN_OK && i < nn_npz_count(a->npz); i++) {
        nn_npy_info f;
        const nn_zip_entry *m = nn_zip_at(a->npz->z, i);
        if (name && i != only) continue;
        if (!name && strcmp(m->name, nn_npz_name(a->npz, i)) == 0)
            s = nn_error_set(e, NN_E_UNSUPPORTED, "%s/%s: not an array: the name does not end in .npy",
                             a->path, m->name);
        else if ((s = nn_npz_info(a->npz, i, &f, e)) == NN_E_UNSUPPORTED && arrays_parts(a, i, &s, e)) {
            if (s == NN_OK) s = arrays_room(a, nn_npz_count(a->npz) - i, e);
            continue;
        }
        if (s == NN_E_UNSUPPORTED && a->lenient) {       /* an object array of str comes whole */
            nn_tensor t = NN_ZERO;
            if (nn_npz_get(a->npz, i, &t, NULL) == NN_OK) {
                j = a->d.count;
                s = nn_dict_put(&a->d, name ? name : nn_npz_name(a->npz, i), &t, e);
                nn_tensor_free(&t);
                a->of[j].dtype = NN_UCS4;
                a->of[j].where.member = NN_NO_MEMBER;
                continue;
            }
        }
        if ((s == NN_E_UNSUPPORTED || s == NN_E_LIMIT) && a->lenient) {
            const char *why = strstr(e->msg, m->name);   /* behind the file's and the member's name */
            why = why && strncmp(why + strlen(m->name), ": ", 2) == 0 ? why + strlen(m->name) + 2 : e->msg;
            if ((s = nn_buf_text(&a->left, m->name, NULL)) == NN_OK) s = nn_buf_text(&a->left, ": ", NULL);
            if (s == NN_OK) s = nn_buf_put(&a->left, why, strlen(why) + 1, e);
            continue;
        }
        if (s != NN_OK) break;
        if (f.bytes > m->size - f.header)
            return nn_error_set(
                e, NN_E_FORMAT, "%s/%s: header declares %llu bytes of data, %llu present", a->path,
                m->name, (unsigned long long)f.bytes, (unsigned long long)(m->size - f.header));
        if (f.bytes < m->size - f.header)
            return nn_error_set(e, NN_E_FORMAT, "%s/%s: byte %llu: bytes follow the array", a->path,
                                m->name, (unsigned long long)(f.header + f.bytes));
        j = a->d.count;
        s = put_outline(&a->d, name ? name : nn_npz_name(a->npz, i), f.dtype, f.itemsize, f.ndim,
                        f.shape, e);
        if (s == NN_OK && a->d.count == j)
            s = nn_error_set(e, NN_E_FORMAT, "%s: two arrays are called '%s'", a->path,
                             nn_npz_name(a->npz, i));
        a->of[j].dtype = f.dtype;
        a->of[j].where.member = i;
        a->of[j].head = f.header;
        a->of[j].fortran = f.fortran && f.ndim > 1;
    }
    return s;
}
/* one array, also from a pipe: read in order */
static nn_status arrays_npy(arrays *a, nn_error *e)
{
    nn_npy_info f;
    uint64_t size;
    nn_tensor t = NN_ZERO;
    nn_status s = source(&a->r, a->path, e);
    if (s != NN_OK) return s;
    if (!nn_reader_size(a->r, &size)) size = 0;
    s = nn_npy_peek(&f, a->r, e);
    if (s == NN_E_UNSUPPORTED && strcmp(a->path, "-") != 0) {
        if (arrays_parts(a, SIZE_MAX, &s, e)) return s;
    }
    if (s == NN_E_UNSUPPORTED && a->lenient && strcmp(a->path, "-") != 0) {
        nn_file_opts o = NN_ZERO;                        /* an object array of str comes whole */
        o.left = &a->left;
        o.objects = nn_npy_object_text;
        if (nn_npy_read(&t, a->path, &o, NULL) == NN_OK) {
            s = nn_dict_put(&a->d, "array", &t, e);
            nn_tensor_free(&t);
            return s == NN_OK ? arrays_of(a, e) : s;
        }
    }
    if (s != NN_OK) return s;
    if (f.fortran && f.ndim > 1 && !size) {          /* its order can only be turned as a whole */
        s = nn_npy_data(&t, &f, a->r, NULL, e);
        if (s == NN_OK) s = nn_reader_ended(a->r, "array", e);
        if (s == NN_OK) s = nn_dict_put(&a->d, "array", &t, e);
        nn_tensor_free(&t);
        return s == NN_OK ? arrays_of(a, e) : s;
    }
    if (size && f.bytes > size - f.header)
        return nn_error_set(e, NN_E_FORMAT, "%s: header declares %llu bytes of data, %llu present",
                            a->path, (unsigned long long)f.bytes,
                            (unsigned long long)(size - f.header));
    if (size && f.bytes < size - f.header)
        return nn_error_set(e, NN_E_FORMAT, "%s: byte %llu: bytes follow the array", a->path,
                            (unsigned long long)(f.header + f.bytes));
    if (!f.bytes && (s = nn_reader_ended(a->r, "array", e)) != NN_OK) return s;
    s = put_outline(&a->d, "array", f.dtype, f.itemsize, f.ndim, f.shape, e);
    if (s == NN_OK) s = arrays_of(a, e);
    if (s != NN_OK) return s;
    a->of[0].where.offset = f.header;
    a->of[0].where.swapped = f.swapped;
    a->of[0].head = f.header;
    a->of[0].fortran = f.fortran && f.ndim > 1;
    return NN_OK;
}
static nn_status arrays_checkpoint(arrays *a, nn_error *e)
{
    const char *path = place_of(a->path);
    nn_buf places = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_status s;
    size_t i;
    o.file.places = &places;
    o.file.name = a->path;
    if (a->lenient) o.file.left = &a->left;
    if (a->nested) { o.kinds = &a->kinds; o.separator = LEVEL; }
    if (a->k == K_SAFETENSORS) {
        if ((s = nn_safetensors_read(&a->d, &a->meta, path, &o.file, e)) == NN_OK) {
            o.file.raw = 1;
            s = nn_reader_open(&a->r, path, &o.file, e);
        }
    } else if (a->k == K_GGUF) {
        o.file.raw = 1;
        if ((s = nn_gguf_open(&a->gguf, path, &o.file, e)) == NN_OK &&
            (s = nn_gguf_dict(&a->d, a->gguf, &o.file, e)) == NN_OK)
            s = nn_reader_open(&a->r, path, &o.file, e);
    } else {
        nn_reader *r = NULL;
        const unsigned char *p;
        size_t n = 0;
        int zip = 0;
        o.file.raw = 1;
        s = nn_reader_open(&r, path, &o.file, e);
        if (s == NN_OK && (s = nn_reader_peek(r, 4, &p, &n, e)) == NN_OK)
            zip = n >= 4 && memcmp(p, "PK\3\4", 4) == 0;
        nn_reader_close(r);
        if (s == NN_OK && zip) {
            if ((s = nn_zip_open(&a->zip, path, &o.file, e)) == NN_OK)
                s = nn_pth_read_zip(&a->d, a->zip, &o, e);
        } else if (s == NN_OK && (s = nn_pth_read(&a->d, path, &o, e)) == NN_OK)
            s = nn_reader_open(&a->r, path, &o.file, e);
    }
    if (s == NN_OK) s = arrays_of(a, e);
    for (i = 0; s == NN_OK && i < a->d.count && (i + 1) * sizeof(nn_place) <= places.len; i++)
        memcpy(&a->of[i].where, places.data + i * sizeof(nn_place), sizeof(nn_place));
    nn_buf_free(&places);
    return s;
}
/* Was the entry of that name left out? */
static int is_left(const nn_buf *left, const char *name)
{
    const char *p = left->len ? (const char *)left->data : "", *end = p + left->len;
    for (; p < end; p += strlen(p) + 1)
        if (strncmp(p, name, strlen(name)) == 0 && p[strlen(name)] == ':') return 1;
    return 0;
}
/* ---- tensors in several files: an index {"weight_map": {TENSOR: FILE}} beside them. A file is of PyTorch's when its
 * name does not end in .safetensors */
static int is_bin(const char *name) { return !ends_with(name, ".safetensors"); }
static nn_status shard_path(char *path, size_t cap, const arrays *a, size_t k, nn_error *e)
{
    const char *slash = strrchr(a->path, '/');
    const size_t dir = slash ? (size_t)(slash - a->path) + 1 : 0;
    const char *name = a->shards.items[k].name;
    if (dir + strlen(name) < cap) {
        (void)snprintf(path, cap, "%.*s%s", (int)dir, a->path, name);
        return NN_OK;
    }
    return nn_error_set(e, NN_E_LIMIT, "%s: the path of a shard has more than %zu bytes", a->path, cap);
}
/* the files of the map, and in *map the number of each tensor's */
static nn_status shard_map(arrays *a, nn_dict *map, const nn_json *root, nn_error *e)
{
    const nn_json *j = root->type == NN_JSON_OBJECT ? nn_json_get(root, "weight_map") : NULL;
    nn_error why = NN_ZERO;
    size_t k;
    nn_status s = NN_OK;
    if (!j || j->type != NN_JSON_OBJECT)
        return nn_error_set(e, NN_E_FORMAT, "%s: expected an object 'weight_map' of tensors and files", a->path);
    for (j = j->v.first; s == NN_OK && j; j = j->next) {
        if (strlen(j->key) != j->key_len)
            return nn_error_set(e, NN_E_UNSUPPORTED, "%s: a name holds a NUL character", a->path);
        if (j->type != NN_JSON_STRING)
            return nn_error_set(e, NN_E_FORMAT, "%s: '%.60s': expected the name of a file, got %s", a->path, j->key,
                                nn_json_type_name(j->type));
        if (strlen(j->v.s) != j->n || strpbrk(j->v.s, "/\\"))
            return nn_error_set(e, NN_E_FORMAT, "%s: '%.60s': file '%.40s' is not a name beside the index", a->path,
                                j->key, j->v.s);
        if (nn_name_check(j->v.s, &why) != NN_OK)
            return nn_error_set(e, NN_E_FORMAT, "%s: '%.60s': %.90s", a->path, j->key, why.msg);
        k = entry(&a->shards, j->v.s);
        if (k == a->shards.count) s = put_outline(&a->shards, j->v.s, NN_U8, 1, 0, NULL, e);
        if (s == NN_OK) s = put_outline(map, j->key, NN_U8, k, 0, NULL, e);
    }
    return s;
}
/* the tensors of shard k, as the map has them; places: an nn_place for each; strays: lines about others */
static nn_status shard_read(arrays *a, const nn_dict *map, size_t k, nn_buf *places, nn_buf *strays, nn_error *e)
{
    const char *name = a->shards.items[k].name;
    char path[NN_MAX_PATH_BYTES];
    nn_dict d = NN_ZERO, meta = NN_ZERO;
    nn_buf at = NN_ZERO, left = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    size_t i;
    nn_status s = shard_path(path, sizeof path, a, k, e);
    o.file.places = &at;
    if (a->lenient) o.file.left = &left;
    if (s == NN_OK) s = is_bin(name) ? nn_pth_read(&d, path, &o, e) : nn_safetensors_read(&d, &meta, path, &o.file, e);
    for (i = 0; s == NN_OK && i < d.count; i++) {
        const nn_tensor *t = nn_dict_get(map, d.items[i].name);
        if (!t || t->itemsize != k) {
            if (!a->lenient)
                s = nn_error_set(e, NN_E_FORMAT, "%s: '%.60s' lies in %.60s, of which the index knows nothing", a->path,
                                 d.items[i].name, name);
            else if ((s = nn_buf_text(strays, d.items[i].name, e)) == NN_OK &&
                     (s = nn_buf_text(strays, ": not in the index, but in ", e)) == NN_OK)
                s = nn_buf_put(strays, name, strlen(name) + 1, e);
            continue;
        }
        s = nn_dict_put(&a->d, d.items[i].name, &d.items[i].value, e);
        if (s == NN_OK) s = nn_buf_put(places, at.data + i * sizeof(nn_place), sizeof(nn_place), e);
    }
    if (s == NN_OK && left.len) s = nn_buf_put(&a->left, left.data, left.len, e);
    if (s == NN_OK && !k) {                              /* the words that go with a file of one piece */
        a->meta = meta;
        memset(&meta, 0, sizeof meta);
    }
    nn_dict_free(&d);
    nn_dict_free(&meta);
    nn_buf_free(&at);
    nn_buf_free(&left);
    return s;
}
static nn_status arrays_shards(arrays *a, nn_error *e)
{
    nn_buf text = NN_ZERO, places = NN_ZERO, strays = NN_ZERO;
    nn_arena arena = NN_ZERO;
    nn_dict map = NN_ZERO;
    nn_json *root;
    size_t i, k;
    nn_status s = slurp(&text, a->path, e);
    const uint64_t most = budget(a->path, text.len);
    arena.limit = most < SIZE_MAX ? (size_t)most : SIZE_MAX;
    if (s == NN_OK) s = nn_json_parse(&root, &arena, (const char *)text.data, text.len, a->path, NULL, e);
    if (s == NN_OK) s = shard_map(a, &map, root, e);
    for (k = 0; s == NN_OK && k < a->shards.count; k++) s = shard_read(a, &map, k, &places, &strays, e);
    for (i = 0; s == NN_OK && i < map.count; i++)
        if (!nn_dict_get(&a->d, map.items[i].name) && !is_left(&a->left, map.items[i].name))
            s = nn_error_set(e, NN_E_FORMAT, "%s: '%.60s' is not in %.60s, where the index has it", a->path,
                             map.items[i].name, a->shards.items[map.items[i].value.itemsize].name);
    if (s == NN_OK && strays.len) s = nn_buf_put(&a->left, strays.data, strays.len, e);
    if (s == NN_OK) s = arrays_of(a, e);
    for (i = 0; s == NN_OK && i < a->d.count; i++) {
        memcpy(&a->of[i].where, places.data + i * sizeof(nn_place), sizeof(nn_place));
        a->of[i].shard = nn_dict_get(&map, a->d.items[i].name)->itemsize;
    }
    nn_dict_free(&map);
    nn_arena_free(&arena);
    nn_buf_free(&places);
    nn_buf_free(&strays);
    nn_buf_free(&text);
    return s;
}
/* a->r or a->zip reads the shard of entry i: one is open at a time */
static nn_status shard_turn(arrays *a, size_t i, nn_error *e)
{
    char path[NN_MAX_PATH_BYTES];
    const int zip = a->of[i].where.member != NN_NO_MEMBER;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    if ((a->r || a->zip) && a->shard == a->of[i].shard && zip == (a->zip != NULL)) return NN_OK;
    nn_reader_close(a->r);
    nn_zip_close(a->zip);
    a->r = NULL;
    a->zip = NULL;
    a->shard = a->of[i].shard;
    o.raw = 1;
    s = shard_path(path, sizeof path, a, a->shard, e);
    if (s != NN_OK) return s;
    return zip ? nn_zip_open(&a->zip, path, &o, e) : nn_reader_open(&a->r, path, &o, e);
}
/* Cells of one text column as characters of `width`. */
static nn_status put_text(unsigned char *to, size_t width, const nn_column *c, size_t row,
                          const char *path, nn_error *e)
{
    size_t n, k, w;
    uint32_t ch;
    const char *p = nn_table_text(c, row, &n);
    char b[64];
    memset(to, 0, width);
    for (k = 0; p && k < n; k += w, to += 4, width -= 4) {
        if ((w = nn_utf8_get(p + k, n - k, &ch)) == 0 || width < 4)
            return nn_error_set(e, NN_E_FORMAT, "%s: column '%s': value '%s' is not valid utf-8", path,
                            c->name, nn_text_brief(b, p, n));
        memcpy(to, &ch, 4);
    }
    return NN_OK;
}
/* A table: a first pass for rows and types, a second one into groups of rows, column by column. */
static nn_status arrays_table(arrays *a, nn_error *e)
{
    table_text x = NN_ZERO;
    nn_csv *r = NULL;
    nn_csv_desc d = NN_ZERO;
    nn_table t = NN_ZERO;
    colstat *c = NULL;
    nn_dtype *types = NULL;
    unsigned char *g = NULL, *to;
    size_t rows = 0, cols = 0, i, j, shape[2];
    uint64_t bytes = 0, size = 0;
    int err = 0;
    taking take = taking_rows();
    nn_status s = text_open(&x, a->path, a->k, e);
    if (s == NN_OK) { d = text_desc(&x, a->k); s = text_csv(&x, &r, &d, e); }
    if (s == NN_OK) { cols = nn_csv_columns(r); s = scan_csv(r, &d, &c, &rows, NULL, NULL, e); }
    for (i = 0; s == NN_OK && i < cols; i++) size += c[i].bytes;
    if (s == NN_OK && (types = (nn_dtype *)calloc(cols, sizeof *types)) == NULL)
        s = nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory");
    for (i = 0; s == NN_OK && i < cols; i++) {
        types[i] = x.list ? NN_F64 : colstat_type(c + i);
        if (x.list && (c[i].texts || c[i].bools))
            s = nn_error_set(e, NN_E_FORMAT, "%s: column '%zu': expected numbers, got other values",
                         a->path, i);
    }
    for (i = 0; s == NN_OK && !x.list && i < cols; i++) {
        size_t w = types[i] == NN_BYTES ? 4 * c[i].width : nn_dtype_size(types[i]);
        s = put_outline(&a->d, nn_csv_name(r, i), types[i] == NN_BYTES ? NN_UCS4 : types[i], w, 1,
                        &rows, e);
        a->row += w;
    }
    shape[0] = rows;
    shape[1] = cols;
    if (s == NN_OK && x.list) { s = put_outline(&a->d, "rows", NN_F64, 8, 2, shape, e); a->row = 8 * cols; }
    if (s == NN_OK && !x.list && a->d.count != cols)
        s = nn_error_set(e, NN_E_FORMAT, "%s: two columns have one name", a->path);
    if (s == NN_OK) s = arrays_of(a, e);
    if (s == NN_OK && a->d.count == 1) a->of[0].flat = 1;
    for (i = 1; s == NN_OK && i < a->d.count; i++)
        a->of[i].step = a->of[i - 1].step + a->d.items[i - 1].value.itemsize;
    if (s == NN_OK && (!nn_size_mul(a->row, rows, &j) || ((bytes = j) >> 30 && bytes / 64 > size)))
        s = nn_error_set(e, NN_E_LIMIT,
                     "%s: one long text makes every cell of its column as wide: expected at most "
                     "64 times the text's %llu bytes, got %llu",
                     a->path, (unsigned long long)size, (unsigned long long)bytes);
    nn_csv_close(r);
    r = NULL;
    a->group = a->row ? 1 + PIECE / a->row : 1;
    if (a->group > rows) a->group = rows ? rows : 1;
    if (s == NN_OK && (g = (unsigned char *)malloc(a->group * a->row + 1)) == NULL)
        s = nn_error_set(e, NN_E_NOMEM, "%s: out of memory for a row of %zu bytes", a->path, a->row);
    d.types = types;
    d.n_types = cols;
    if (s == NN_OK) s = text_csv(&x, &r, &d, e);
    while (s == NN_OK && (s = take_rows(&take, r, a->group, &t, e)) == NN_OK && t.rows) {
        for (to = g, i = 0; s == NN_OK && i < cols; i++) {
            nn_column *k = t.columns + i;
            if (x.list)
                for (j = 0; j < t.rows; j++)
                    memcpy(g + 8 * (j * cols + i), nn_f64(&k->values) + j, 8);
            else if (!k->is_text) {
                memcpy(to, k->values.data, nn_tensor_bytes(&k->values));
                to += nn_tensor_bytes(&k->values);
            } else
                for (j = 0; s == NN_OK && j < t.rows; j++, to += 4 * c[i].width)
                    s = put_text(to, 4 * c[i].width, k, j, a->path, e);
        }
        if (t.rows > rows || (t.rows < rows && t.rows != a->group)) break;
        rows -= t.rows;
        if (s == NN_OK && (err = scratch_write(&a->store, g, t.rows * a->row)) != 0)
            s = scratch_failed(err, e);
    }
    if (s == NN_OK && rows) s = nn_error_set(e, NN_E_IO, "%s: the file changed while it was read", a->path);
    nn_table_free(&t);
    nn_csv_close(r);
    free(types);
    free(c);
    free(g);
    scratch_free(&x.copy);
    return s;
}
/* --bytes: *t, byte strings of that width, becomes text: two hex digits or one character a byte. Without
 * the NULs at the end, which NumPy does not count either; but Python's bytes (exact) have their length. */
static nn_status bytes_to_text(nn_tensor *t, size_t width, int exact, nn_error *e)
{
    static const char hex[] = "0123456789abcdef";
    const size_t each = opt.bytes == 1 ? 2 : 1, n = nn_tensor_count(t);
    nn_tensor v = NN_ZERO;
    size_t i, k, len, chars;
    nn_status s;
    if (!nn_size_mul(width, each, &chars)) return nn_error_set(e, NN_E_LIMIT, "nnfmt: too many bytes for text");
    if ((s = nn_tensor_raw(&v, NN_UCS4, chars, t->ndim, t->shape, NULL, e)) != NN_OK) return s;
    for (i = 0; i < n; i++) {
        const unsigned char *p = (const unsigned char *)t->data + i * width;
        uint32_t *to = (uint32_t *)v.data + i * chars;
        for (len = width; len && !p[len - 1] && !exact; len--) { }
        if (chars) memset(to, 0, 4 * chars);
        for (k = 0; k < len; k++) {
            if (each == 1) to[k] = p[k];
            else {
                to[2 * k] = (uint32_t)hex[p[k] >> 4];
                to[2 * k + 1] = (uint32_t)hex[p[k] & 15];
            }
        }
    }
    nn_tensor_free(t);
    *t = v;
    return NN_OK;
}
static nn_status arrays_bytes(arrays *a, nn_error *e)
{
    const size_t each = opt.bytes == 1 ? 8 : 4;
    size_t i;
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && opt.bytes && i < a->d.count; i++) {
        nn_tensor *t = &a->d.items[i].value;
        const size_t width = t->itemsize;
        if (t->dtype != NN_BYTES) continue;
        if (t->data) {
            s = bytes_to_text(t, width, a->k == K_PTH && !t->ndim, e);
            a->of[i].dtype = NN_UCS4;
        } else if (!nn_size_mul(width, each, &t->itemsize))
            s = nn_error_set(e, NN_E_LIMIT, "%s: '%s': too many bytes for text", a->path, a->d.items[i].name);
        else a->of[i].width = width;
        t->dtype = NN_UCS4;
    }
    return s;
}
static nn_status arrays_open_any(arrays *a, const char *path, kind k, const char *name, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s;
    a->path = path;
    a->k = k;
    switch (k) {
    case K_NPZ: return arrays_npz(a, name, e);
    case K_NPY: return arrays_npy(a, e);
    case K_PTH: case K_SAFETENSORS: case K_GGUF: return arrays_checkpoint(a, e);
    case K_SHARDS: return arrays_shards(a, e);
    case K_CSV: case K_JSONL: return arrays_table(a, e);
    case K_IDX: s = read_idx(&t, path, e); break;
    case K_PNG: {
        nn_file_opts o = NN_ZERO;
        o.name = path;
        s = nn_png_read(&t, place_of(path), &o, e);
        break;
    }
    default: return nn_error_set(e, NN_E_UNSUPPORTED, "%s: a %s file holds no arrays", path, kind_names[k]);
    }
    if (s == NN_OK) s = nn_dict_put(&a->d, "array", &t, e);
    nn_tensor_free(&t);
    return s == NN_OK ? arrays_of(a, e) : s;
}
static nn_status arrays_open(arrays *a, const char *path, kind k, const char *name, nn_error *e)
{
    nn_status s = arrays_open_any(a, path, k, name, e);
    return s == NN_OK ? arrays_bytes(a, e) : s;
}
/* the largest number of a float type; 0 = no float */
static double float_max(nn_dtype t)
{
    return t == NN_F16 ? 65504.0 : t == NN_BF16 ? 3.3895313892515355e38 : t == NN_F32 ? 3.4028234663852886e38 : 0;
}
/* digits of a float's significand: integers up to 2^digits are exact */
static int float_digits(nn_dtype t)
{
    return t == NN_F16 ? 11 : t == NN_BF16 ? 8 : t == NN_F32 ? 24 : t == NN_F64 ? 53 : 0;
}
static int integer_fits(uint64_t m, int digits)
{
    while (m && !(m & 1)) m >>= 1;
    return m >> digits == 0;
}
/* Would every number keep its value, but for the rounding of a fraction to the nearest float? NULL, or
 * why not and at which item. What does not fit an integer type at all nn_tensor_convert refuses. */
static const char *unfit(const nn_tensor *t, nn_dtype to, size_t *at)
{
    size_t k, n = nn_tensor_count(t);
    const double largest = float_max(to);
    for (k = 0; k < n; k++) {
        const double v = nn_tensor_get_f64(t, k);
        int negative;
        *at = k;
        if (to == NN_BOOL && v != 0 && v != 1) return "is neither 0 nor 1";
        if (is_integer(t->dtype)) {
            if (float_digits(to) && !integer_fits(magnitude(t, k, &negative), float_digits(to)))
                return "is no exact integer there";
        } else if (is_integer(to)) {
            if (v != v) return "has no integer";
            if (v != floor(v)) return "has a fraction";
        }
        if (largest > 0 && v - v == 0 && fabs(v) > largest) return "is too large";
    }
    return NULL;
}
static const char *number_text(char b[NN_NUM_BYTES], const nn_tensor *t, size_t i)
{
    if (t->dtype == NN_I64) nn_i64_print(b, nn_i64(t)[i]);
    else if (t->dtype == NN_U64) nn_u64_print(b, ((const uint64_t *)t->data)[i]);
    else if (t->dtype == NN_F32) nn_f32_print(b, nn_f32(t)[i]);
    else if (is_integer(t->dtype)) nn_i64_print(b, (int64_t)nn_tensor_get_f64(t, i));
    else nn_f64_print(b, nn_tensor_get_f64(t, i));
    return b;
}
static nn_status fits(const arrays *a, size_t i, size_t first, const nn_tensor *t, nn_dtype to, nn_error *e)
{
    size_t k = 0;
    char b[NN_NUM_BYTES];
    const char *why = unfit(t, to, &k);
    if (!why) return NN_OK;
    return nn_error_set(e, NN_E_ARG, "%s: '%s': element %llu: %s as %s %s: --lossy takes it all the same",
                        a->path, a->d.items[i].name, (unsigned long long)first + k, number_text(b, t, k),
                        nn_dtype_name(to), why);
}
/* name in the file of the k-th column that has a label (NULL = all have) */
static const char *cell_column(const nn_table *t, const char *const *label, size_t k)
{
    size_t i;
    for (i = 0; label && (!label[i] || k); i++) k -= label[i] != NULL;
    return t->columns[label ? i : k].name;
}
/* rows of a table, from row `first` on, as another type; the refusal names file, row and column */
static nn_status convert_cells(const char *path, nn_tensor *out, const nn_tensor *cells, const nn_table *t,
                               const char *const *label, size_t first, nn_dtype to, nn_error *e)
{
    size_t k = 0, cols = cells->shape[1];
    char b[NN_NUM_BYTES];
    nn_status s;
    const char *why = opt.lossy ? NULL : unfit(cells, to, &k);
    if (why)
        return nn_error_set(e, NN_E_ARG, "%s: row %zu: column '%s': %s as %s %s%s", path, first + k / cols + 1,
                            cell_column(t, label, k % cols), number_text(b, cells, k), nn_dtype_name(to), why,
                            strcmp(why, "has no integer") == 0 ? "" : ": --lossy takes it all the same");
    if ((s = nn_tensor_convert(out, cells, to, NULL, e)) == NN_OK) return s;
    for (k = 0; k < nn_tensor_count(cells); k++) {      /* which one: each alone */
        nn_tensor one = nn_tensor_view((char *)cells->data + 8 * k, NN_F64, 0, NULL), as = NN_ZERO;
        int bad = nn_tensor_convert(&as, &one, to, NULL, NULL) != NN_OK;
        nn_tensor_free(&as);
        if (bad) break;
    }
    if (k == nn_tensor_count(cells)) return s;
    return nn_error_set(e, s, "%s: row %zu: column '%s': %s does not fit %s", path, first + k / cols + 1,
                        cell_column(t, label, k % cols), number_text(b, cells, k), nn_dtype_name(to));
}
/* a piece that begins at item `first` of entry i as another type; the refusal names file, array and
 * element */
static nn_status convert_named(arrays *a, size_t i, size_t first, nn_tensor *out,
                               const nn_tensor *t, nn_dtype dtype, nn_error *e)
{
    nn_status s = opt.lossy ? NN_OK : fits(a, i, first, t, dtype, e);
    const int refused = s != NN_OK;
    size_t k, n = nn_tensor_count(t);
    char b[NN_NUM_BYTES];
    if (s == NN_OK && (s = nn_tensor_convert(out, t, dtype, NULL, e)) == NN_OK) return s;
    if (s == NN_E_NOMEM || refused) return s;
    for (k = 0; k < n; k++) {                           /* which one: each alone */
        nn_tensor one = nn_tensor_view((char *)t->data + k * t->itemsize, t->dtype, 0, NULL), as = NN_ZERO;
        int bad = nn_tensor_convert(&as, &one, dtype, NULL, NULL) != NN_OK;
        nn_tensor_free(&as);
        if (bad) break;
    }
    if (k == n) return s;
    return nn_error_set(e, s, "%s: '%s': element %llu: %s does not fit %s", a->path, a->d.items[i].name,
                        (unsigned long long)first + k, number_text(b, t, k), nn_dtype_name(dtype));
}
/* items [first, first + n) of a Fortran-ordered array, from a block of its rows */
static nn_status fortran_items(arrays *a, size_t i, size_t first, size_t n, nn_tensor *t, nn_error *e)
{
    const nn_tensor *o = &a->d.items[i].value;
    const origin *f = a->of + i;
    size_t width = nn_tensor_count(o) / o->shape[0], block, at, k, col;
    unsigned char *to = (unsigned char *)t->data;
    nn_status s = NN_OK;
    for (; s == NN_OK && n; first += k, n -= k) {
        at = a->block_at * width;
        if (!a->block.data || a->block_of != i || first < at || first >= at + nn_tensor_count(&a->block)) {
            nn_tensor b = NN_ZERO;
            nn_tensor_free(&a->block);
            block = 1 + 4 * PIECE / (width * t->itemsize);
            at = first / width;
            if (block > o->shape[0] - at) block = o->shape[0] - at;
            if (a->npz) s = nn_npz_get_rows(a->npz, f->where.member, at, block, &b, e);
            else {
                size_t shape[NN_MAX_DIMS];
                memcpy(shape, o->shape, sizeof shape);
                shape[0] = block;
                s = nn_tensor_raw(&b, f->dtype,
                                  f->dtype == NN_UCS4  ? t->itemsize / 4 :
                                  f->dtype == NN_BYTES ? t->itemsize :
                                                         0,
                                  o->ndim, shape, NULL, e);
                for (col = 0; s == NN_OK && col < width; col++)
                    s = nn_reader_read_at(
                        a->r, f->head + ((uint64_t)col * o->shape[0] + at) * t->itemsize,
                        (char *)b.data + col * block * t->itemsize, block * t->itemsize, e);
                if (s == NN_OK) s = nn_npy_settle(&b, 1, f->where.swapped, a->path, e);
            }
            if (s != NN_OK) { nn_tensor_free(&b); return s; }
            a->block = b;
            a->block_of = i;
            a->block_at = at;
            at *= width;
        }
        k = at + nn_tensor_count(&a->block) - first < n ? at + nn_tensor_count(&a->block) - first : n;
        memcpy(to, (char *)a->block.data + (first - at) * t->itemsize, k * t->itemsize);
        to += k * t->itemsize;
    }
    return s;
}
/* Values of codes without an nn_dtype, by their published tables: OCP 8-bit Floating Point 1.0 (E4M3 has no
 * infinities, E5M2 is the upper half of a float16), OCP Microscaling 1.0 (E8M0: a power of two), and the
 * FNUZ kinds (one more bias, one NaN at -0). exp: bits of exponent; top: its all-ones row is not finite */
static const struct { const char *name; int exp, bias, top; } code_types[] = {
    { "F8_E4M3", 4, 7, 0 }, { "float8_e4m3fn", 4, 7, 0 }, { "F8_E5M2", 5, 15, 1 }, { "float8_e5m2", 5, 15, 1 },
    { "F8_E4M3FNUZ", 4, 8, 0 }, { "float8_e4m3fnuz", 4, 8, 0 }, { "F8_E5M2FNUZ", 5, 16, 0 },
    { "float8_e5m2fnuz", 5, 16, 0 }, { "F8_E8M0", 8, 127, 0 }, { "float8_e8m0fnu", 8, 127, 0 }
};
static double code_value(size_t type, unsigned c)
{
    const int exp = code_types[type].exp, man = exp == 8 ? 0 : 7 - exp,
        fnuz = code_types[type].bias == (exp == 4 ? 8 : 16);
    const int e = (int)(c >> man & ((1u << exp) - 1)), m = (int)(c & ((1u << man) - 1));
    const double sign = exp < 8 && c & 0x80 ? -1 : 1;
    if (exp == 8) return c == 0xFF ? NAN : ldexp(1, (int)c - 127);
    if (fnuz && c == 0x80) return NAN;
    if (code_types[type].top && e == 31) return m ? NAN : sign * HUGE_VAL;
    if (!fnuz && exp == 4 && (c & 0x7F) == 0x7F) return NAN;
    return sign * (e ? ldexp(1 + ldexp(m, -man), e - code_types[type].bias) :
        ldexp(m, 1 - code_types[type].bias - man));
}
/* *t, codes of entry i, becomes f32 */
static nn_status decode(const arrays *a, size_t i, nn_tensor *t, nn_error *e)
{
    const char *stored = a->of[i].where.stored;
    nn_tensor v = NN_ZERO;
    size_t type, k;
    nn_status s;
    for (type = 0; type < sizeof code_types / sizeof *code_types; type++)
        if (strcmp(code_types[type].name, stored) == 0) break;
    if (type == sizeof code_types / sizeof *code_types)
        return nn_error_set(e, NN_E_UNSUPPORTED, "%s: '%s': codes of %s are not converted", a->path,
                            a->d.items[i].name, stored);
    if ((s = nn_tensor_make(&v, NN_F32, t->ndim, t->shape, NULL, e)) != NN_OK) return s;
    for (k = 0; k < nn_tensor_count(&v); k++) nn_f32(&v)[k] = (float)code_value(type, nn_u8(t)[k]);
    nn_tensor_free(t);
    *t = v;
    return NN_OK;
}
/* what was left out, a line each; name: this item was asked for, the others are no loss */
static void say_left(const arrays *a, FILE *to, const char *name)
{
    const char *p = a->left.len ? (const char *)a->left.data : "", *end = p + a->left.len;
    char file[256], line[512];
    for (; p < end; p += strlen(p) + 1) {
        if (name && (strncmp(p, name, strlen(name)) != 0 || p[strlen(name)] != ':')) continue;
        (void)nn_text_mask(file, sizeof file, a->path, strlen(a->path));
        (void)nn_text_mask(line, sizeof line, p, strlen(p));
        if (to == stdout) printf("not read: %s\n", line);
        else fprintf(to, "nnfmt: %s: left out: %s\n", file, line);
    }
}
/* Items [first, first + n) of entry i as a new [n] tensor of the wanted type. */
static nn_status arrays_get(arrays *a, size_t i, size_t first, size_t n, nn_tensor *out, nn_error *e)
{
    const nn_tensor *o = &a->d.items[i].value;
    const origin *f = a->of + i;
    nn_tensor t = NN_ZERO;
    size_t w = nn_dtype_size(f->dtype) ? nn_dtype_size(f->dtype) : f->width ? f->width : o->itemsize, got = 0, k, done;
    uint64_t at = f->where.offset + (uint64_t)first * w;
    int err;
    nn_status s;
    s = nn_tensor_raw(&t, f->dtype,
                      f->dtype == NN_UCS4  ? w / 4 :
                      f->dtype == NN_BYTES ? w :
                                             0,
                      1, &n, NULL, e);
    if (s != NN_OK) return s;
    if (!n || !w) { }
    else if (o->data) memcpy(t.data, (const char *)o->data + first * w, n * w);
    else if (f->flat) {
        if ((err = scratch_read(&a->store, f->step + (uint64_t)first * w, t.data, n * w)) != 0)
            s = scratch_failed(err, e);
    } else if (f->fortran) s = fortran_items(a, i, first, n, &t, e);
    else if (a->k == K_NPZ) {                        /* its checksum needs the bytes from the first one on */
        char *head = first ? NULL : (char *)malloc(f->head);
        if (head) s = nn_zip_read(a->npz->z, f->where.member, 0, head, f->head, e);
        free(head);
        nn_tensor_free(&t);
        if (s == NN_OK) s = nn_npz_get_items(a->npz, f->where.member, first, n, &t, e);
    } else if (a->k == K_CSV || a->k == K_JSONL) {
        size_t rows = o->shape[0], row, in;           /* in: rows of this group */
        for (done = 0; s == NN_OK && done < n; done += k) {
            row = (first + done) / a->group * a->group;
            in = rows - row < a->group ? rows - row : a->group;
            k = row + in - (first + done) < n - done ? row + in - (first + done) : n - done;
            if ((err = scratch_read(&a->store,
                                    (uint64_t)row * a->row + (uint64_t)in * f->step +
                                        (uint64_t)(first + done - row) * w,
                                    (char *)t.data + done * w, k * w)) != 0)
                s = scratch_failed(err, e);
        }
    } else if (f->where.member != NN_NO_MEMBER && (a->k != K_SHARDS || (s = shard_turn(a, i, e)) == NN_OK))
        s = nn_zip_read(a->zip, f->where.member, at, t.data, n * w, e);
    else if (s == NN_OK) {
        if (a->k == K_SHARDS) s = shard_turn(a, i, e);
        if (s == NN_OK && nn_reader_tell(a->r) != at) s = nn_reader_seek(a->r, at, e);
        if (s == NN_OK) s = nn_reader_read(a->r, t.data, n * w, &got, e);
        if (s == NN_OK && got < n * w)
            s = nn_error_set(e, NN_E_FORMAT, "%s: header declares %zu bytes of data, %llu present",
                         a->path, nn_tensor_bytes(o),
                         (unsigned long long)(nn_reader_tell(a->r) - f->where.offset));
        if (s == NN_OK && a->k == K_NPY && first + n == nn_tensor_count(o))
            s = nn_reader_ended(a->r, "array", e);
    }
    if (s == NN_OK && !o->data && !f->fortran && !f->flat &&
        (a->k == K_NPY || a->k == K_SAFETENSORS || a->k == K_SHARDS || a->k == K_GGUF || a->k == K_PTH))
        s = nn_npy_settle(&t, 0, f->where.swapped, a->path, e);
    if (s == NN_OK && opt.bytes && f->dtype == NN_BYTES) s = bytes_to_text(&t, w, a->k == K_PTH && !o->ndim, e);
    if (s == NN_OK && f->where.stored && o->dtype != f->dtype) s = decode(a, i, &t, e);
    if (s == NN_OK && o->dtype != t.dtype) {
        nn_tensor as = NN_ZERO;
        s = convert_named(a, i, first, &as, &t, o->dtype, e);
        nn_tensor_free(&t);
        t = as;
    }
    if (s != NN_OK) { nn_tensor_free(&t); return s; }
    *out = t;
    return NN_OK;
}
static nn_status arrays_fetch(void *user, size_t i, size_t first, size_t n, void *to, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s = arrays_get((arrays *)user, i, first, n, &t, e);
    if (s == NN_OK) memcpy(to, t.data, nn_tensor_bytes(&t));
    nn_tensor_free(&t);
    return s;
}
/* Row by row over several packed members would unpack each of them again and again: they go to the
 * scratch file first. */
static nn_status arrays_unpack(arrays *a, nn_error *e)
{
    size_t i, at, n, count, w;
    int err;
    nn_status s = NN_OK;
    for (i = 0; a->k == K_NPZ && a->d.count > 1 && i < a->d.count; i++) {
        origin *f = a->of + i;
        uint64_t begin = a->store.size;
        if (nn_zip_at(a->npz->z, f->where.member)->method == 0 && !f->fortran) continue;
        w = a->d.items[i].value.itemsize;
        count = nn_tensor_count(&a->d.items[i].value);
        for (at = 0; s == NN_OK && w && at < count; at += n) {
            nn_tensor t = NN_ZERO;
            n = w < PIECE ? PIECE / w : 1;
            if (n > count - at) n = count - at;
            if ((s = arrays_get(a, i, at, n, &t, e)) == NN_OK &&
                (err = scratch_write(&a->store, t.data, n * w)) != 0)
                s = scratch_failed(err, e);
            nn_tensor_free(&t);
        }
        if (s != NN_OK) return s;
        f->step = (size_t)begin;
        f->flat = 1;
        f->fortran = 0;
    }
    return NN_OK;
}
/* every item of entry i once; q may be NULL */
static nn_status pass(arrays *a, size_t i, stats *q, nn_error *e)
{
    size_t count = nn_tensor_count(&a->d.items[i].value), w = a->d.items[i].value.itemsize, at = 0,
           n = w && w < PIECE ? PIECE / w : 1;
    nn_status s = NN_OK;
    for (; s == NN_OK && w && at < count; at += n) {
        nn_tensor t = NN_ZERO;
        if (n > count - at) n = count - at;
        s = arrays_get(a, i, at, n, &t, e);
        if (s == NN_OK && q) stats_add(q, &t);
        nn_tensor_free(&t);
    }
    return s;
}
/* A place in one array that moves forward: the item asked for is in `t`, at the index returned;
 * `ahead` items are read at a time. */
typedef struct cursor {
    arrays *a;
    size_t entry, first, n, ahead;
    nn_tensor t;
    nn_status s;
    nn_error *e;
} cursor;
static cursor cursor_at(arrays *a, size_t entry, size_t bytes, nn_error *e)
{
    cursor c = NN_ZERO;
    size_t w = a->d.items[entry].value.itemsize;
    c.a = a;
    c.entry = entry;
    c.ahead = w && bytes / w ? bytes / w : 1;
    c.e = e;
    return c;
}
static int cursor_to(cursor *c, size_t i)
{
    size_t n = nn_tensor_count(&c->a->d.items[c->entry].value);
    if (c->s != NN_OK) return 0;
    if (c->t.data && i >= c->first && i < c->first + c->n) return 1;
    nn_tensor_free(&c->t);
    c->first = i;
    c->n = n - i < c->ahead ? n - i : c->ahead;
    c->s = arrays_get(c->a, c->entry, i, c->n, &c->t, c->e);
    return c->s == NN_OK;
}
/* one for each array, within a budget together */
static nn_status cursors(arrays *a, cursor **out, nn_error *e)
{
    size_t i, n = a->d.count, each = 8 * PIECE / (n ? n : 1);
    cursor *c = (cursor *)calloc(n + 1, sizeof *c);
    if (!c) return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu arrays", n);
    for (i = 0; i < n; i++) c[i] = cursor_at(a, i, each < PIECE ? each : PIECE, e);
    *out = c;
    return NN_OK;
}
static void cursors_free(arrays *a, cursor *c)
{
    size_t i;
    for (i = 0; c && i < a->d.count; i++) nn_tensor_free(&c[i].t);
    free(c);
}

/* Entries from[0..n) alone, called name[..]; NULL = as they are. */
static nn_status arrays_pick(arrays *a, size_t n, const size_t *from, const char *const *name, nn_error *e)
{
    nn_dict d = NN_ZERO;
    origin *of = (origin *)calloc(n + 1, sizeof *of);
    nn_status s = of ? NN_OK : nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu arrays", n);
    size_t i;
    for (i = 0; s == NN_OK && i < n; i++) {
        nn_dict_item *it = &a->d.items[from[i]];
        of[i] = a->of[from[i]];
        s = nn_dict_put(&d, name ? name[i] : it->name, &it->value, e);
    }
    nn_dict_free(&a->d);
    free(a->of);
    a->d = d;
    a->of = of;
    return s;
}
/* the entries that --only chose, under their new names; of what could not be read the lines about them */
static nn_status arrays_select(arrays *a, nn_error *e)
{
    const size_t count = a->d.count;
    size_t *from, i, n = 0, left = 0;
    const char **name, *p, *end;
    nn_dict seen = NN_ZERO;
    nn_status s = NN_OK;
    if (!selects()) return NN_OK;
    from = (size_t *)calloc(count + 1, sizeof *from);
    name = (const char **)calloc(count + 1, sizeof *name);
    if (!from || !name) s = nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu names", count);
    for (i = 0; s == NN_OK && i < count; i++) {
        const nn_tensor *t = &a->d.items[i].value;
        s = choose(name + n, a->d.items[i].name, e);
        if (s != NN_OK || !name[n]) continue;
        s = put_outline(&seen, name[n], t->dtype, t->itemsize, 0, NULL, e);
        if (s == NN_OK && seen.count == n) s = name_taken(a->path, a->d.items[i].name, name[n], e);
        from[n++] = i;
    }
    if (s == NN_OK) s = arrays_pick(a, n, from, name, e);
    p = (const char *)a->left.data;
    end = p + a->left.len;
    while (s == NN_OK && p < end) {                      /* "name: why", of an npz "name.npy: why" */
        const size_t line = strlen(p) + 1;
        const char *colon = strstr(p, ": "), *as = NULL;
        size_t len = colon ? (size_t)(colon - p) : line - 1;
        char *b;
        if (a->k == K_NPZ && len > 4 && memcmp(p + len - 4, ".npy", 4) == 0) len -= 4;
        if ((b = (char *)nn_arena_get(&labels, len + 1)) == NULL)
            s = nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory");
        else {
            memcpy(b, p, len);
            b[len] = 0;
            s = choose(&as, b, e);
        }
        if (as) {
            memmove(a->left.data + left, p, line);
            left += line;
        }
        p += line;
    }
    a->left.len = left;
    nn_dict_free(&seen);
    free(from);
    free((void *)name);
    return s;
}

/* ---- show */
static const char *shape_text(char *b, size_t cap, size_t ndim, const size_t *shape)
{
    size_t i, n = (size_t)snprintf(b, cap, "[");
    for (i = 0; i < ndim && n + 32 < cap; i++)
        n += (size_t)snprintf(b + n, cap - n, "%s%zu", i ? "," : "", shape[i]);
    (void)snprintf(b + n, cap - n, "]");
    return b;
}
/* The bytes that ranges would take, when they are not wanted: 0 = they are. A pipe is read to its end anyway. */
static uint64_t values_unread(const arrays *a, size_t only)
{
    uint64_t bytes = 0;
    size_t i;
    if (opt.values == 1 || opt.values >= 3) return 0;
    for (i = 0; i < a->d.count; i++)
        if (!a->d.items[i].value.data && (only == SIZE_MAX || only == i))
            bytes += nn_tensor_bytes(&a->d.items[i].value);
    if (opt.values == 2) return bytes;
    return only != SIZE_MAX || strcmp(a->path, "-") == 0 || bytes <= (uint64_t)4 << 20 ? 0 : bytes;
}
/* What needs a second look, once range and mean are known: over all values but NaN. Bins as
 * numpy.histogram's: ten of equal width, the last with its right edge; of one value alone, 1/2 on both sides. */
#define BINS 10
typedef struct spread { double low, high, mean, square; size_t zeros, bins[BINS]; } spread;
/* a range beyond doubles, or of none between its ends, has no bins */
static int has_bins(const spread *w) { return w->high > w->low && w->high - w->low < HUGE_VAL; }
static double bin_edge(const spread *w, size_t i)
{
    return i == BINS ? w->high : (double)i * ((w->high - w->low) / BINS) + w->low;
}
static void spread_add(spread *w, const nn_tensor *t)
{
    size_t i, k, n = nn_tensor_count(t);
    for (i = 0; i < n; i++) {
        double x[2], v;
        complex_of(t, i, x);
        v = is_complex(t->dtype) ? hypot(x[0], x[1]) : x[0];
        if (v != v || x[1] != x[1]) continue;
        w->zeros += v == 0;
        w->square += (v - w->mean) * (v - w->mean);
        if (!has_bins(w)) continue;
        k = (size_t)((v - w->low) / (w->high - w->low) * BINS);
        if (k >= BINS) k = BINS - 1;
        if (k && v < bin_edge(w, k)) k--;
        else if (k < BINS - 1 && v >= bin_edge(w, k + 1)) k++;
        w->bins[k]++;
    }
}
/* what is shown of values: of arrays that stand in one line all together */
typedef struct facts { stats q; spread w; nn_tensor head; } facts;
static void spread_begin(facts *f)
{
    const stats *q = &f->q;
    f->w.mean = mean_of(q);
    f->w.low = q->min == q->max ? q->min - 0.5 : q->min;
    f->w.high = q->min == q->max ? q->max + 0.5 : q->max;
}
static void spread_end(facts *f) { f->w.square = sqrt(f->w.square / (double)f->q.n); }
static nn_status spread_of(arrays *a, const size_t *entry, size_t n, facts *f, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    size_t k, at, count, piece;
    nn_status s = NN_OK;
    spread_begin(f);
    for (k = 0; s == NN_OK && k < n; k++) {
        count = nn_tensor_count(&a->d.items[entry[k]].value);
        piece = PIECE / a->d.items[entry[k]].value.itemsize;
        for (at = 0; s == NN_OK && at < count; at += piece) {
            if (piece > count - at) piece = count - at;
            if ((s = arrays_get(a, entry[k], at, piece, &t, e)) == NN_OK) spread_add(&f->w, &t);
            nn_tensor_free(&t);
        }
    }
    spread_end(f);
    count = nn_tensor_count(&a->d.items[entry[0]].value);
    return s == NN_OK ? arrays_get(a, entry[0], 0, count < 4 ? count : 4, &f->head, e) : s;
}
/* one item, as it is shown */
static void say_item(const nn_tensor *t, size_t k)
{
    char b[256], im[NN_NUM_BYTES];
    double v[2];
    if (t->dtype == NN_UCS4 || t->dtype == NN_BYTES) {
        (void)nn_tensor_text(t, k, b, sizeof b);
        printf("'");
        say(b, 0);
        printf("'");
        return;
    }
    if (is_complex(t->dtype)) {
        complex_of(t, k, v);
        if (t->dtype == NN_C64) {
            nn_f32_print(b, (float)v[0]);
            nn_f32_print(im, (float)v[1]);
        } else {
            nn_f64_print(b, v[0]);
            nn_f64_print(im, v[1]);
        }
        printf("%s%s%sj", b, *im == '-' ? "" : "+", im);
        return;
    }
    if (t->dtype == NN_F16 || t->dtype == NN_BF16) nn_f32_print(b, (float)nn_tensor_get_f64(t, k));
    else (void)number_text(b, t, k);
    printf("%s", b);
}
/* name [len], dtype (of codes the file's own), shape, then the text or the range; the line stays open */
static void show_tensor(const char *name, size_t len, const nn_tensor *t, const char *type, const facts *f)
{
    const int text = t->dtype == NN_UCS4 || t->dtype == NN_BYTES;
    const stats *q = &f->q;
    char sh[160];
    size_t k;
    say_n(name, len, 40);
    printf(" %-5s %-16s", type, shape_text(sh, sizeof sh, t->ndim, t->shape));
    for (k = 0; text && k < nn_tensor_count(&f->head); k++) {
        printf(k || !t->ndim ? " " : " first ");
        say_item(&f->head, k);
    }
    show_stats(q, t->dtype);
    if (q->nan) printf(" nan %zu", q->nan);
    if (q->inf) printf(" inf %zu", q->inf);
    if (text) printf(" width %zu", t->dtype == NN_UCS4 ? t->itemsize / 4 : t->itemsize);
}
/* --values bars: a line per bin, its edges, its count and a bar of at most 40 marks */
static void show_bars(const spread *w)
{
    char low[NN_NUM_BYTES], high[NN_NUM_BYTES], edges[2 * NN_NUM_BYTES + 8];
    size_t k, i, most = 1;
    for (k = 0; k < BINS; k++) if (w->bins[k] > most) most = w->bins[k];
    for (k = 0; k < BINS; k++) {
        nn_f64_print(low, nn_f64_round(bin_edge(w, k), 6));
        nn_f64_print(high, nn_f64_round(bin_edge(w, k + 1), 6));
        (void)snprintf(edges, sizeof edges, "[%s, %s%c", low, high, k + 1 < BINS ? ')' : ']');
        printf("%41s%-28s %12zu ", "", edges, w->bins[k]);
        for (i = 0; i < (w->bins[k] * 40 + most - 1) / most; i++) (void)putchar('#');
        printf("\n");
    }
}
static void show_spread(const facts *f)
{
    const nn_tensor *t = &f->head;
    char b[NN_NUM_BYTES];
    size_t k;
    if (!f->q.n) return;
    printf("%41s", "");
    if (f->w.square - f->w.square == 0) {
        nn_f64_print(b, nn_f64_round(f->w.square, 9));
        printf("std %s ", b);
    }
    printf("zeros %zu", f->w.zeros);
    for (k = 0; has_bins(&f->w) && k < BINS; k++) printf(k ? " %zu" : " bins %zu", f->w.bins[k]);
    for (k = 0; !is_complex(t->dtype) && k < nn_tensor_count(t); k++) {
        printf(k ? " " : " first ");
        say_item(t, k);
    }
    printf("\n");
    if (opt.values == 4 && has_bins(&f->w)) show_bars(&f->w);
}
/* ---- JSON to standard output */
/* The same JSON, fit for a terminal: DEL and C1 controls, which JSON allows as they are, as \u00NN. */
static int put_json(const char *text, size_t n)
{
    size_t i, from = 0;
    if (opt.raw) return fwrite(text, 1, n, stdout) == n;
    for (i = 0; i < n; i++) {
        const unsigned char *u = (const unsigned char *)text + i;
        int c1 = i + 1 < n && u[0] == 0xC2 && u[1] < 0xA0;
        if (!c1 && u[0] != 0x7F) continue;
        if (fwrite(text + from, 1, i - from, stdout) != i - from) return 0;
        if (printf("\\u%04x", c1 ? u[1] : u[0]) < 0) return 0;
        i += (size_t)c1;
        from = i + 1;
    }
    return fwrite(text + from, 1, n - from, stdout) == n - from;
}
/* what is ready goes to standard output, or to out; w fails when it cannot */
static void flush_json(nn_json_writer *w, nn_writer *out, size_t above, nn_error *e)
{
    nn_status s = NN_OK;
    if (w->buf->len <= above || w->status != NN_OK) return;
    if (out) s = nn_writer_put(out, w->buf->data, w->buf->len, e);
    else if (!put_json((const char *)w->buf->data, w->buf->len)) s = stdout_failed(e);
    if (s != NN_OK) w->status = s;
    w->buf->len = 0;
}
/* ---- part of an array: NAME[0:3, :, -1] as NumPy counts, steps forward only */
typedef struct slice {
    size_t ndim;                                     /* of the array */
    struct { size_t first, step, n; int drop; } at[NN_MAX_DIMS];    /* drop: one index, no dimension of the part */
} slice;
/* where the indices begin in "NAME[..]": at the '[' that the last ']' closes, or NULL */
static const char *slice_of(const char *name)
{
    const size_t n = strlen(name);
    return n && name[n - 1] == ']' ? strrchr(name, '[') : NULL;
}
/* the entry that is meant: that of the whole name, else the one before the indices; *part: these, or NULL */
static size_t named_entry(const nn_dict *d, const char *name, const char **part, nn_error *e)
{
    size_t i = entry(d, name), n;
    char *b;
    *part = NULL;
    if (i < d->count || (*part = slice_of(name)) == NULL) return i;
    n = (size_t)(*part - name);
    if ((b = (char *)malloc(n + 1)) == NULL) {
        (void)nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory");
        return i;
    }
    memcpy(b, name, n);
    b[n] = 0;
    i = entry(d, !n && d->count == 1 ? d->items[0].name : b);
    free(b);
    return i;
}
/* no entry has that name: is it a level of the tree? */
static nn_status no_entry(const char *path, const nn_dict *d, const char *name, nn_error *e)
{
    const size_t n = strlen(name);
    size_t i, below = 0;
    char mark = 0;
    for (i = 0; n && i < d->count; i++)
        if (strncmp(d->items[i].name, name, n) == 0 && d->items[i].name[n] && strchr("./", d->items[i].name[n])) {
            if (!mark) mark = d->items[i].name[n];
            below++;
        }
    if (!below) return nn_error_set(e, NN_E_ARG, "%s: no entry is called '%s'", path, name);
    return nn_error_set(e, NN_E_ARG, "%s: no entry is called '%s', it is a level of %zu: --only '%s%c*'", path, name,
                        below, name, mark);
}
/* *p: at a number or not; 1 = *v is it, -1 = none that fits */
static int slice_number(const char **p, int64_t *v)
{
    const char *q = *p + strspn(*p, " ");
    const size_t n = strspn(q, "+-0123456789");
    *p = q;
    if (!n) return 0;
    *p = q + n + strspn(q + n, " ");
    return nn_i64_parse(q, n, v) == n && *v > -((int64_t)1 << 62) && *v < (int64_t)1 << 62 ? 1 : -1;
}
/* one axis of n: an index, or FIRST:END:STEP with NumPy's defaults and bounds; NULL, or what is wrong with it */
static const char *slice_axis(slice *to, size_t k, const char **p, size_t n)
{
    int64_t v[3] = { 0, 0, 1 }, size = (int64_t)n;
    int has[3] = { 0, 0, 0 }, i;
    for (i = 0; i < 3; i++) {
        if ((has[i] = slice_number(p, v + i)) < 0) return "expected a number";
        if (**p != ':') break;
        if (i < 2) ++*p;
    }
    if (**p != ',' && **p != ']') return "expected an index or FIRST:END:STEP, set apart by commas";
    to->at[k].step = 1;
    if (!i) {
        if (!has[0]) return "expected an index";
        if (v[0] < -size || v[0] >= size) return "the index is out of range";
        to->at[k].first = (size_t)(v[0] < 0 ? v[0] + size : v[0]);
        to->at[k].n = 1;
        to->at[k].drop = 1;
        return NULL;
    }
    if (has[2] && v[2] < 1) return "expected a step of 1 or more";
    if (!has[1]) v[1] = size;
    for (i = 0; i < 2; i++) {
        if (v[i] < 0) v[i] += size;
        v[i] = v[i] < 0 ? 0 : v[i] > size ? size : v[i];
    }
    to->at[k].first = (size_t)v[0];
    to->at[k].step = (size_t)v[2];
    to->at[k].n = v[1] > v[0] ? (size_t)((v[1] - v[0] - 1) / v[2]) + 1 : 0;
    return NULL;
}
/* text "[..]"; what is not said is taken whole, "..." stands for as many axes as are left */
static nn_status slice_parse(slice *to, const char *text, const char *path, const nn_tensor *t, nn_error *e)
{
    const char *p = text + 1, *q, *why = NULL;
    size_t k, given = 1, dots = 0, skip;
    memset(to, 0, sizeof *to);
    to->ndim = t->ndim;
    for (q = p; *q != ']'; q++) given += *q == ',';
    if ((q = strstr(p, "...")) != NULL) dots = 1;
    if (p[strspn(p, " ")] == ']') why = "expected an index";
    for (k = 0; !why && *p && *p != ']' && given - dots <= t->ndim; ) {
        p += strspn(p, " ");
        if (strncmp(p, "...", 3) == 0) {
            if (q != p) { why = "expected ... once"; break; }
            p += 3;
            p += strspn(p, " ");
            for (skip = t->ndim - (given - 1); skip; skip--, k++) {
                to->at[k].n = t->shape[k];
                to->at[k].step = 1;
            }
            if (*p != ',' && *p != ']') why = "expected a comma behind ...";
        } else {
            why = slice_axis(to, k, &p, t->shape[k]);
            if (!why) k++;
        }
        if (!why && *p == ',' && p[strspn(p + 1, " ") + 1] == ']') why = "expected an index";
        if (!why && *p == ',') p++;
    }
    if (given - dots > t->ndim) why = "more indices than dimensions";
    else if (!why && *p != ']') why = "expected ] at the end";
    if (why) {
        char at[64] = "";
        if (k < t->ndim && given - dots <= t->ndim) (void)snprintf(at, sizeof at, ": axis %zu, of %zu", k, t->shape[k]);
        return nn_error_set(e, NN_E_ARG, "%s: %s%s: %s", path, text, at, why);
    }
    for (; k < t->ndim; k++) {
        to->at[k].n = t->shape[k];
        to->at[k].step = 1;
    }
    return NN_OK;
}
/* the shape of the part; its number of dimensions */
static size_t slice_shape(const slice *q, size_t shape[NN_MAX_DIMS])
{
    size_t k, n = 0;
    for (k = 0; k < q->ndim; k++)
        if (!q->at[k].drop) shape[n++] = q->at[k].n;
    return n;
}
/* What is told of a part in its order: a dimension begins (inner: the last one), an item, a dimension ends. */
typedef struct visitor {
    void (*begin)(struct visitor *v, int inner);
    void (*item)(struct visitor *v, const nn_tensor *t, size_t i);
    void (*end)(struct visitor *v, int inner);
    nn_json_writer *w;                               /* for their use */
    void *user;
    size_t count, indent, depth;
} visitor;
static nn_status slice_walk(const slice *q, cursor *c, size_t axis, size_t base, visitor *v)
{
    size_t k, inner = axis, i;
    nn_status s = NN_OK;
    if (axis == q->ndim) {
        if (!cursor_to(c, base)) return c->s;
        v->item(v, &c->t, base - c->first);
        return v->w && v->w->status != NN_OK ? v->w->status : NN_OK;
    }
    base *= c->a->d.items[c->entry].value.shape[axis];
    if (q->at[axis].drop) return slice_walk(q, c, axis + 1, base + q->at[axis].first, v);
    for (k = axis + 1; k < q->ndim; k++) if (!q->at[k].drop) inner = k;
    if (v->begin) v->begin(v, inner == axis);
    for (k = 0, i = q->at[axis].first; s == NN_OK && k < q->at[axis].n; k++, i += q->at[axis].step)
        s = slice_walk(q, c, axis + 1, base + i, v);
    if (v->end) v->end(v, inner == axis);
    return s;
}
static nn_status slice_tell(const slice *q, arrays *a, size_t i, visitor *v, nn_error *e)
{
    cursor c = cursor_at(a, i, (size_t)1 << 16, e);
    nn_status s = slice_walk(q, &c, 0, 0, v);
    nn_tensor_free(&c.t);
    return s;
}
/* item k of t alone */
static nn_tensor item_view(const nn_tensor *t, size_t k)
{
    nn_tensor v = *t;
    v.data = (char *)t->data + k * t->itemsize;
    v.ndim = 0;
    v.capacity = 0;
    return v;
}
static void visit_stats(visitor *v, const nn_tensor *t, size_t k)
{
    const nn_tensor one = item_view(t, k);
    stats_add(&((facts *)v->user)->q, &one);
}
static void visit_spread(visitor *v, const nn_tensor *t, size_t k)
{
    const nn_tensor one = item_view(t, k);
    spread_add(&((facts *)v->user)->w, &one);
}
static void json_begin_part(visitor *v, int inner)
{
    nn_json_begin_array(v->w);
    if (!inner) return;
    v->indent = (size_t)v->w->indent;
    v->depth = (size_t)v->w->spaced;
    if (v->w->indent > 0) v->w->spaced = 1;
    v->w->indent = 0;
}
static void json_item_of(visitor *v, const nn_tensor *t, size_t k)
{
    nn_json_elem(v->w, t, k);
    flush_json(v->w, NULL, (size_t)1 << 20, (nn_error *)v->user);
}
static void json_end_part(visitor *v, int inner)
{
    nn_json_end(v->w);
    if (!inner) return;
    v->w->indent = (int)v->indent;
    v->w->spaced = (int)v->depth;
}
static nn_status json_part(nn_json_writer *w, arrays *a, size_t i, const slice *q, nn_error *e)
{
    visitor v = NN_ZERO;
    nn_status s;
    v.begin = json_begin_part;
    v.item = json_item_of;
    v.end = json_end_part;
    v.w = w;
    v.user = e;
    s = slice_tell(q, a, i, &v, e);
    if (s != NN_OK && !*e->msg)
        (void)nn_error_set(e, s, "%s: '%s': %s", a->path, a->d.items[i].name,
                           w->why ? w->why : "cannot be written as JSON");
    if (s != NN_OK && w->status == NN_OK) w->status = s;
    return s;
}
/* rows of text: one line for the innermost dimension, its place in front: [2,:] */
typedef struct rows_text { const slice *q; size_t at[NN_MAX_DIMS]; } rows_text;
static void text_begin_part(visitor *v, int inner)
{
    const rows_text *x = (const rows_text *)v->user;
    size_t k, n = 0, shape[NN_MAX_DIMS];
    v->count = 0;
    if (!inner) { v->depth++; return; }
    printf("  ");
    if (slice_shape(x->q, shape) < 2) return;
    printf("[");
    for (k = 0; k < x->q->ndim; k++) {
        printf("%s", k ? "," : "");
        if (x->q->at[k].drop) printf("%zu", x->q->at[k].first);
        else if (n < v->depth) { printf("%zu", x->q->at[k].first + x->at[n] * x->q->at[k].step); n++; }
        else { printf(":"); n++; }
    }
    printf("] ");
}
static void text_item_of(visitor *v, const nn_tensor *t, size_t k)
{
    printf(v->count++ ? " " : "");
    say_item(t, k);
}
static void text_end_part(visitor *v, int inner)
{
    rows_text *x = (rows_text *)v->user;
    if (inner) printf("\n");
    else {
        v->depth--;
        x->at[v->depth] = 0;
    }
    if (v->depth) x->at[v->depth - 1]++;
}
static nn_status text_part(arrays *a, size_t i, const slice *q, nn_error *e)
{
    visitor v = NN_ZERO;
    rows_text x;
    size_t shape[NN_MAX_DIMS];
    nn_status s;
    memset(&x, 0, sizeof x);
    x.q = q;
    v.begin = text_begin_part;
    v.item = text_item_of;
    v.end = text_end_part;
    v.user = &x;
    if (!slice_shape(q, shape)) printf("  ");
    s = slice_tell(q, a, i, &v, e);
    if (!slice_shape(q, shape)) printf("\n");
    return s;
}
/* ---- names as a tree: levels end at dots and slashes; what repeats under numbers is one line */
#define MAX_LEVELS 64                                /* what is nested deeper stays one name */
#define NONE SIZE_MAX
typedef struct node {
    const char *name;                                /* inside an entry's name: [len], of a level without
                                                        the separator behind it */
    size_t len, entry;                               /* NONE: a level */
    size_t first, next, n;                           /* its first of n parts, its sibling, or NONE */
    size_t tensors;
    uint64_t values, bytes, number;                  /* number: of a name of digits, else UINT64_MAX */
} node;
typedef struct display {
    arrays *a;
    nn_json_writer *w;                               /* --json, else NULL */
    node *v;                                         /* v[0]: everything */
    size_t n, room;
    size_t *tie;                                     /* per entry the first one in its storage; NONE =
                                                        alone there */
    const slice *part;                               /* NULL, or of the one entry that is shown */
    const char *indices;                             /*   as they were given */
    int headers;                                     /* values are not read */
    nn_error *e;
} display;
static nn_status no_memory(nn_error *e) { return nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory"); }
static uint64_t digits_of(const char *p, size_t n)
{
    uint64_t v;
    if (!n || n > 18 || (n > 1 && *p == '0') || strspn(p, "0123456789") < n) return UINT64_MAX;
    return nn_u64_parse(p, n, &v) == n ? v : UINT64_MAX;
}
/* a new part of node `under`; last: per node its last part so far */
static nn_status node_put(display *d, size_t under, nn_buf *last, const char *name, size_t len, size_t entry)
{
    node *v = d->v, *x;
    size_t *end;
    if (d->n == d->room) {
        d->room = d->room ? 2 * d->room : 64;
        if ((v = (node *)realloc(d->v, d->room * sizeof *v)) == NULL) return no_memory(d->e);
        d->v = v;
    }
    x = v + d->n;
    memset(x, 0, sizeof *x);
    x->name = name;
    x->len = len;
    x->entry = entry;
    x->first = x->next = NONE;
    x->number = digits_of(name, len);
    end = (size_t *)(void *)last->data;
    if (d->n) {
        if (!v[under].n++) v[under].first = d->n;
        else v[end[under]].next = d->n;
        end[under] = d->n;
    }
    d->n++;
    under = NONE;
    return nn_buf_put(last, &under, sizeof under, d->e);
}
typedef struct numbered { uint64_t number; size_t at; } numbered;
static int by_number(const void *a, const void *b)
{
    const numbered *x = (const numbered *)a, *y = (const numbered *)b;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}
/* Of each level the numbered parts one after the other, from where the first of them stands: files that sort
 * names have 10 before 2. */
static nn_status tree_order(display *d)
{
    nn_buf list = NN_ZERO;
    size_t i, k, c, *link;
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && i < d->n; i++) {
        numbered x, *all;
        size_t n, sorted = 1;
        list.len = 0;
        for (c = d->v[i].first; s == NN_OK && c != NONE; c = d->v[c].next) {
            x.number = d->v[c].number;
            x.at = c;
            if (x.number != UINT64_MAX) s = nn_buf_put(&list, &x, sizeof x, d->e);
        }
        all = (numbered *)(void *)list.data;
        n = list.len / sizeof x;
        for (k = 1; k < n; k++)
            sorted = sorted && all[k - 1].number <= all[k].number && d->v[all[k - 1].at].next == all[k].at;
        if (s != NN_OK || n < 2 || sorted) continue;
        for (link = &d->v[i].first; d->v[*link].number == UINT64_MAX; ) link = &d->v[*link].next;
        qsort(all, n, sizeof *all, by_number);
        /* the others behind the first numbered one, in their order */
        {
            size_t rest = NONE, *end = &rest, next;
            for (c = *link; c != NONE; c = next) {
                next = d->v[c].next;
                if (d->v[c].number != UINT64_MAX) continue;
                *end = c;
                end = &d->v[c].next;
            }
            *end = NONE;
            for (k = 0; k < n; k++) {
                *link = all[k].at;
                link = &d->v[all[k].at].next;
            }
            *link = rest;
        }
    }
    nn_buf_free(&list);
    return s;
}
static nn_status tree_make(display *d)
{
    nn_buf last = NN_ZERO, path = NN_ZERO;
    nn_dict seen = NN_ZERO;
    size_t i, at, from, under, levels, up[MAX_LEVELS + 1];
    nn_status s = node_put(d, 0, &last, "", 0, NONE);
    for (i = 0; s == NN_OK && i < d->a->d.count; i++) {
        const nn_tensor *t = &d->a->d.items[i].value;
        const char *name = d->a->d.items[i].name;
        up[0] = under = from = levels = 0;
        for (at = 1; s == NN_OK && !opt.flat && levels < MAX_LEVELS && *name && name[at]; at++) {
            const nn_tensor *level;
            if (!strchr("./", name[at]) || strchr("./", name[at - 1]) || !name[at + 1]) continue;
            path.len = 0;
            if ((s = nn_buf_put(&path, name, at + 1, d->e)) == NN_OK) s = nn_buf_put(&path, "", 1, d->e);
            if (s != NN_OK) break;
            if ((level = nn_dict_get(&seen, (const char *)path.data)) != NULL) under = level->itemsize;
            else {
                const size_t k = d->n;
                s = put_outline(&seen, (const char *)path.data, NN_U8, k, 0, NULL, d->e);
                if (s == NN_OK) s = node_put(d, under, &last, name + from, at - from, NONE);
                under = k;
            }
            up[++levels] = under;
            from = at + 1;
        }
        if (s == NN_OK) s = node_put(d, under, &last, name + from, strlen(name + from), i);
        if (s != NN_OK) break;
        up[++levels] = d->n - 1;
        for (at = 0; at <= levels; at++) {
            d->v[up[at]].tensors++;
            d->v[up[at]].values += nn_tensor_count(t);
            d->v[up[at]].bytes += nn_tensor_bytes(t);
        }
    }
    nn_buf_free(&last);
    nn_buf_free(&path);
    nn_dict_free(&seen);
    return s == NN_OK && !opt.flat ? tree_order(d) : s;
}
typedef struct view { size_t shard, storage, at; } view;
static int by_storage(const void *a, const void *b)
{
    const view *x = (const view *)a, *y = (const view *)b;
    if (x->shard != y->shard) return x->shard < y->shard ? -1 : 1;
    if (x->storage != y->storage) return x->storage < y->storage ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}
/* which entries of a .pth are views of one storage */
static nn_status ties_make(display *d)
{
    const size_t count = d->a->d.count;
    size_t i, k, n = 0;
    view *v = (view *)malloc((count + 1) * sizeof *v);
    d->tie = (size_t *)malloc((count + 1) * sizeof *d->tie);
    if (!v || !d->tie) { free(v); return no_memory(d->e); }
    for (i = 0; i < count; i++) {
        d->tie[i] = NONE;
        if (!d->a->of[i].where.storage || !nn_tensor_count(&d->a->d.items[i].value)) continue;
        v[n].shard = d->a->of[i].shard;
        v[n].storage = d->a->of[i].where.storage;
        v[n++].at = i;
    }
    if (n) qsort(v, n, sizeof *v, by_storage);
    for (i = 0; i < n; i = k) {
        for (k = i + 1; k < n && v[k].shard == v[i].shard && v[k].storage == v[i].storage; k++)
            d->tie[v[i].at] = d->tie[v[k].at] = v[i].at;
    }
    free(v);
    return NN_OK;
}
/* 1 = entry i is the very same part of the storage as the first one there */
static int is_tied(const display *d, size_t i)
{
    const size_t first = d->tie[i];
    const nn_tensor *t = &d->a->d.items[i].value, *o;
    if (first == NONE || first == i) return 0;
    o = &d->a->d.items[first].value;
    return !t->data && !o->data && t->dtype == o->dtype && nn_tensor_bytes(t) == nn_tensor_bytes(o) &&
           d->a->of[i].where.offset == d->a->of[first].where.offset;
}
/* the element type as it is shown: codes and dates by the file's own name */
static const char *type_name(const display *d, size_t i)
{
    const origin *f = d->a->of + i;
    return f->unit ? f->unit : f->where.stored ? f->where.stored : nn_dtype_name(d->a->d.items[i].value.dtype);
}
/* Do two parts hold the same: names, types, shapes, all the way down? Their own names are not looked at. */
static int same_parts(const display *d, size_t x, size_t y)
{
    const node *a = d->v + x, *b = d->v + y;
    size_t i, k;
    if (a->n != b->n || a->tensors != b->tensors || a->values != b->values || a->bytes != b->bytes ||
        (a->entry == NONE) != (b->entry == NONE)) return 0;
    if (a->entry != NONE) {
        const nn_tensor *t = &d->a->d.items[a->entry].value, *u = &d->a->d.items[b->entry].value;
        if (d->tie[a->entry] != NONE || d->tie[b->entry] != NONE) return 0;
        if (t->dtype != u->dtype || t->itemsize != u->itemsize || t->ndim != u->ndim ||
            memcmp(t->shape, u->shape, t->ndim * sizeof t->shape[0]) != 0 ||
            strcmp(type_name(d, a->entry), type_name(d, b->entry)) != 0) return 0;
        /* a text of one cell is shown */
        return is_numeric(t->dtype) || is_complex(t->dtype) || t->ndim || !t->data ||
               memcmp(t->data, u->data, t->itemsize) == 0;
    }
    for (i = a->first, k = b->first; i != NONE; i = d->v[i].next, k = d->v[k].next)
        if (d->v[i].len != d->v[k].len || memcmp(d->v[i].name, d->v[k].name, d->v[i].len) != 0 ||
            (d->v[i].entry == NONE && d->v[i].name[d->v[i].len] != d->v[k].name[d->v[k].len]) ||
            !same_parts(d, i, k)) return 0;
    return 1;
}
/* How many parts from x on are alike, under numbers that rise by *step */
static size_t repeats(const display *d, size_t x, uint64_t *step)
{
    size_t n = 1, y;
    *step = 0;
    for (y = d->v[x].next; y != NONE && d->v[y].number != UINT64_MAX && d->v[x].number != UINT64_MAX;
         x = y, y = d->v[y].next, n++) {
        const uint64_t by = d->v[y].number - d->v[x].number;
        if (!by || (*step && by != *step) || !same_parts(d, x, y)) break;
        if (d->v[x].entry == NONE && d->v[x].name[d->v[x].len] != d->v[y].name[d->v[y].len]) break;
        *step = by;
    }
    return n;
}
/* texts beyond this many bytes are not shown */
#define HEAD_TEXT ((size_t)1 << 16)
static nn_status facts_of(const display *d, const size_t *entry, size_t n, facts *f)
{
    const nn_tensor *lead = &d->a->d.items[entry[0]].value;
    const int text = lead->dtype == NN_UCS4 || lead->dtype == NN_BYTES;
    visitor v = NN_ZERO;
    size_t k, count = nn_tensor_count(lead);
    nn_status s = NN_OK;
    v.user = f;
    v.item = visit_stats;
    for (k = 0; s == NN_OK && k < n; k++) {
        const nn_tensor *t = &d->a->d.items[entry[k]].value;
        const int counts = (is_numeric(t->dtype) || is_complex(t->dtype)) && !d->a->of[entry[k]].where.stored;
        if (d->part && counts) s = slice_tell(d->part, d->a, entry[k], &v, d->e);
        else if (!d->part && (!d->headers || t->data)) s = pass(d->a, entry[k], counts ? &f->q : NULL, d->e);
    }
    if (s != NN_OK || d->part) {
        if (s == NN_OK && opt.values >= 3 && f->q.n) {
            spread_begin(f);
            v.item = visit_spread;
            s = slice_tell(d->part, d->a, entry[0], &v, d->e);
            spread_end(f);
        }
        return s;
    }
    if (opt.values >= 3 && f->q.n) return spread_of(d->a, entry, n, f, d->e);
    if (count > 3) count = 3;
    if (!text || !count || !lead->itemsize || lead->itemsize > HEAD_TEXT / count ||
        (d->headers && !lead->data))
        return s;
    return arrays_get(d->a, entry[0], 0, count, &f->head, d->e);
}
static nn_status text_leaf(display *d, const char *label, size_t len, const size_t *entry, size_t n)
{
    const size_t i = entry[0], first = d->tie[i];
    nn_tensor t = d->a->d.items[i].value;                /* (a look at it) */
    facts f = NN_ZERO;
    nn_status s = facts_of(d, entry, n, &f);
    if (d->part) t.ndim = slice_shape(d->part, t.shape);
    if (s == NN_OK) {
        show_tensor(label, len, &t, type_name(d, i), &f);
        if (first != NONE && first != i) {
            printf(is_tied(d, i) ? " tied to " : " in the storage of ");
            say(d->a->d.items[first].name, 0);
        }
        printf("\n");
        if (opt.values >= 3) show_spread(&f);
        if (d->part) s = text_part(d->a, i, d->part, d->e);
    }
    nn_tensor_free(&f.head);
    return s;
}
static const char *noun(kind k)
{
    return k == K_PTH || k == K_SAFETENSORS || k == K_GGUF || k == K_SHARDS ? "tensors" : "arrays";
}
static void json_count(nn_json_writer *w, const char *key, uint64_t v)
{
    nn_json_key(w, key);
    nn_json_u64(w, v);
}
/* the members dtype and shape */
static void json_type(const display *d, size_t i)
{
    const nn_tensor *t = &d->a->d.items[i].value;
    size_t k, n = t->ndim, shape[NN_MAX_DIMS];
    memcpy(shape, t->shape, sizeof shape);
    if (d->part) n = slice_shape(d->part, shape);
    nn_json_key(d->w, "dtype");
    nn_json_lossy(d->w, type_name(d, i), strlen(type_name(d, i)));
    nn_json_key(d->w, "shape");
    nn_json_begin_array(d->w);
    for (k = 0; k < n; k++) nn_json_u64(d->w, shape[k]);
    nn_json_end(d->w);
}
/* one line of the tree: parts that are alike, over all that repeats around them */
typedef struct line {
    nn_buf label;                                    /* "layers.{0..31}.attn" */
    size_t *part, n;                                 /* the nodes, [n] */
    size_t times, tensors;                           /* how often it stands there itself */
    uint64_t values, bytes;
} line;
static nn_status line_name(const display *d, line *l, const node *x, size_t run, uint64_t step)
{
    char b[3 * NN_NUM_BYTES + 32], last[NN_NUM_BYTES], by[NN_NUM_BYTES];
    if (run < 2) return nn_buf_put(&l->label, x->name, x->len, d->e);
    (void)nn_u64_print(last, x->number + step * (run - 1));
    (void)nn_u64_print(by, step);
    (void)snprintf(b, sizeof b, "{%.*s..%s%s%s}", (int)x->len, x->name, last, step > 1 ? ".." : "", step > 1 ? by : "");
    return nn_buf_put(&l->label, b, strlen(b), d->e);
}
/* The line that begins at at[0..g); *run: how many parts it takes there. A level of one part, or of one run of
 * parts, goes on in its line. */
static nn_status line_take(const display *d, line *l, const size_t *at, size_t g, size_t *run)
{
    size_t i, k, y, r;
    uint64_t step;
    const node *x;
    nn_status s = NN_OK;
    memset(l, 0, sizeof *l);
    l->times = 1;
    for (r = *run = repeats(d, at[0], &step); s == NN_OK; r = repeats(d, x->first, &step)) {
        const size_t n = l->part ? l->n : g;
        size_t *wide = (size_t *)malloc(n * r * sizeof *wide);
        if (!wide) return no_memory(d->e);
        for (i = 0; i < n; i++)
            for (y = l->part ? d->v[l->part[i]].first : at[i], k = 0; k < r; k++, y = d->v[y].next) wide[i * r + k] = y;
        free(l->part);
        l->part = wide;
        l->n = n * r;
        l->times *= r;
        x = d->v + wide[0];
        s = line_name(d, l, x, r, step);
        if (s != NN_OK || x->entry != NONE || repeats(d, x->first, &step) < x->n) break;
        s = nn_buf_put(&l->label, x->name + x->len, 1, d->e);    /* its separator */
    }
    for (i = 0; s == NN_OK && i < l->n; i++) {
        l->tensors += d->v[l->part[i]].tensors;
        l->values += d->v[l->part[i]].values;
        l->bytes += d->v[l->part[i]].bytes;
    }
    return s;
}
static nn_status show_parts(display *d, const size_t *group, size_t g, size_t level);
static nn_status json_line(display *d, const line *l, size_t level)
{
    nn_json_writer *w = d->w;
    const node *x = d->v + l->part[0];
    nn_status s = NN_OK;
    nn_json_begin_object(w);
    nn_json_key(w, "name");
    nn_json_lossy(w, (const char *)l->label.data, l->label.len);
    if (l->times > 1) json_count(w, "repeats", l->times);
    if (x->entry != NONE) json_type(d, x->entry);
    json_count(w, "tensors", l->tensors);
    json_count(w, "values", l->values);
    json_count(w, "bytes", l->bytes);
    if (x->entry == NONE && (!opt.depth || level < opt.depth)) {
        nn_json_key(w, "parts");
        nn_json_begin_array(w);
        s = show_parts(d, l->part, l->n, level + 1);
        nn_json_end(w);
    }
    nn_json_end(w);
    flush_json(w, NULL, (size_t)1 << 20, d->e);
    return s == NN_OK ? w->status : s;
}
static nn_status text_line(display *d, line *l, size_t level)
{
    const node *x = d->v + l->part[0];
    nn_buf label = NN_ZERO;
    char b[32];
    size_t i;
    nn_status s = NN_OK;
    for (i = 1; s == NN_OK && i < level; i++) s = nn_buf_put(&label, "  ", 2, d->e);
    if (s == NN_OK) s = nn_buf_put(&label, l->label.data, l->label.len, d->e);
    (void)snprintf(b, sizeof b, " x %zu", l->times);
    if (s == NN_OK && l->times > 1) s = nn_buf_put(&label, b, strlen(b), d->e);
    if (s == NN_OK && x->entry != NONE) {
        for (i = 0; i < l->n; i++) l->part[i] = d->v[l->part[i]].entry;
        s = text_leaf(d, (const char *)label.data, label.len, l->part, l->n);
    } else if (s == NN_OK) {
        say_n((const char *)label.data, label.len, 40);
        printf(" %zu %s, %llu values, %llu bytes\n", l->tensors, noun(d->a->k), (unsigned long long)l->values,
               (unsigned long long)l->bytes);
        if (!opt.depth || level < opt.depth) s = show_parts(d, l->part, l->n, level + 1);
    }
    nn_buf_free(&label);
    return s;
}
/* The parts of group[0], and beside them those of group[1..g), which are the same. level: 1 for the outermost */
static nn_status show_parts(display *d, const size_t *group, size_t g, size_t level)
{
    size_t *at = (size_t *)malloc(g * sizeof *at), i, k, run = 1;
    nn_status s = at ? NN_OK : no_memory(d->e);
    for (i = 0; s == NN_OK && i < g; i++) at[i] = d->v[group[i]].first;
    while (s == NN_OK && at[0] != NONE) {
        line l;
        s = line_take(d, &l, at, g, &run);
        for (i = 0; i < g; i++)
            for (k = 0; k < run; k++) at[i] = d->v[at[i]].next;
        if (s == NN_OK) s = d->w ? json_line(d, &l, level) : text_line(d, &l, level);
        nn_buf_free(&l.label);
        free(l.part);
    }
    free(at);
    return s;
}
/* ---- totals */
typedef struct total { size_t tensors; uint64_t values, bytes; } total;
/* per element type, in the order of their first one: the dict's itemsize counts them */
static nn_status totals_of(const display *d, nn_dict *types, nn_buf *sums)
{
    size_t i;
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && i < d->a->d.count; i++) {
        const nn_tensor *t = &d->a->d.items[i].value, *of = nn_dict_get(types, type_name(d, i));
        const size_t k = of ? of->itemsize : types->count;
        total none = NN_ZERO, *x;
        if (!of && (s = put_outline(types, type_name(d, i), NN_U8, k, 0, NULL, d->e)) == NN_OK)
            s = nn_buf_put(sums, &none, sizeof none, d->e);
        if (s != NN_OK) break;
        x = (total *)(void *)sums->data + k;
        x->tensors++;
        x->values += nn_tensor_count(t);
        x->bytes += nn_tensor_bytes(t);
    }
    return s;
}
static nn_status show_totals(display *d)
{
    nn_dict types = NN_ZERO;
    nn_buf sums = NN_ZERO;
    const node *all = d->v;
    uint64_t tied = 0;
    size_t i;
    nn_status s = totals_of(d, &types, &sums);
    const total *x = (const total *)(const void *)sums.data;
    for (i = 0; i < d->a->d.count; i++)
        if (is_tied(d, i)) tied += nn_tensor_bytes(&d->a->d.items[i].value);
    if (s == NN_OK && d->w) {
        nn_json_key(d->w, "total");
        nn_json_begin_object(d->w);
        json_count(d->w, "tensors", all->tensors);
        json_count(d->w, "values", all->values);
        json_count(d->w, "bytes", all->bytes);
        json_count(d->w, "tied_bytes", tied);
        nn_json_key(d->w, "dtypes");
        nn_json_begin_object(d->w);
        for (i = 0; i < types.count; i++) {
            nn_json_key(d->w, types.items[i].name);
            nn_json_begin_object(d->w);
            json_count(d->w, "tensors", x[i].tensors);
            json_count(d->w, "values", x[i].values);
            json_count(d->w, "bytes", x[i].bytes);
            nn_json_end(d->w);
        }
        nn_json_end(d->w);
        nn_json_end(d->w);
    } else if (s == NN_OK) {
        printf("in all: %zu %s, %llu values, %llu bytes", all->tensors, noun(d->a->k),
               (unsigned long long)all->values, (unsigned long long)all->bytes);
        if (all->bytes >= 1u << 20) printf(" (%.1f MiB)", (double)all->bytes / (1 << 20));
        if (tied) printf(", %llu of them tied", (unsigned long long)tied);
        for (i = 0; i < types.count; i++) {
            printf(i ? ", " : ": ");
            say(types.items[i].name, 0);
            if (types.count > 1) printf(" %zu with %llu values", x[i].tensors, (unsigned long long)x[i].values);
        }
        printf("\n");
    }
    nn_dict_free(&types);
    nn_buf_free(&sums);
    return s;
}
static void display_free(display *d)
{
    free(d->v);
    free(d->tie);
}
static nn_status display_make(display *d, arrays *a, nn_json_writer *w, int headers, nn_error *e)
{
    nn_status s;
    memset(d, 0, sizeof *d);
    d->a = a;
    d->w = w;
    d->headers = headers;
    d->e = e;
    s = ties_make(d);
    return s == NN_OK ? tree_make(d) : s;
}
/* ---- the entries as JSON */
/* texts that are no UTF-8, too */
static void json_first(nn_json_writer *w, const nn_tensor *t, size_t k)
{
    char b[256];
    if (t->dtype != NN_BYTES && t->dtype != NN_UCS4) { nn_json_elem(w, t, k); return; }
    (void)nn_tensor_text(t, k, b, sizeof b);
    nn_json_lossy(w, b, strlen(b));
}
static void json_facts(const display *d, const facts *f, const nn_tensor *t)
{
    nn_json_writer *w = d->w;
    const stats *q = &f->q;
    const int size = is_complex(t->dtype);
    size_t k;
    if (q->n) {
        nn_json_key(w, size ? "abs_min" : "min");
        json_number(w, q->min, q->ints == q->n, q->least_negative, q->least, t->dtype);
        nn_json_key(w, size ? "abs_mean" : "mean");
        nn_json_f64(w, mean_of(q));
        nn_json_key(w, size ? "abs_max" : "max");
        json_number(w, q->max, q->ints == q->n, q->most_negative, q->most, t->dtype);
    }
    if (q->n + q->nan) {
        json_count(w, "nan", q->nan);
        json_count(w, "inf", q->inf);
    }
    if (nn_tensor_count(&f->head)) {
        nn_json_key(w, "first");
        nn_json_begin_array(w);
        for (k = 0; k < nn_tensor_count(&f->head); k++) json_first(w, &f->head, k);
        nn_json_end(w);
    }
    if (opt.values < 3 || !q->n) return;
    nn_json_key(w, "std");
    nn_json_f64(w, f->w.square);
    json_count(w, "zeros", f->w.zeros);
    if (has_bins(&f->w)) {
        nn_json_key(w, "bins");
        nn_json_begin_object(w);
        nn_json_key(w, "edges");
        nn_json_begin_array(w);
        for (k = 0; k <= BINS; k++) nn_json_f64(w, bin_edge(&f->w, k));
        nn_json_end(w);
        nn_json_key(w, "counts");
        nn_json_begin_array(w);
        for (k = 0; k < BINS; k++) nn_json_u64(w, f->w.bins[k]);
        nn_json_end(w);
        nn_json_end(w);
    }
}
static nn_status json_entry(display *d, size_t i)
{
    nn_json_writer *w = d->w;
    const nn_tensor *t = &d->a->d.items[i].value;
    const origin *o = d->a->of + i;
    facts f = NN_ZERO;
    nn_status s = facts_of(d, &i, 1, &f);
    if (s != NN_OK) return s;
    nn_json_begin_object(w);
    nn_json_key(w, "name");
    nn_json_lossy(w, d->a->d.items[i].name, strlen(d->a->d.items[i].name));
    json_type(d, i);
    if (d->part) {
        nn_json_key(w, "indices");
        nn_json_lossy(w, d->indices, strlen(d->indices));
    } else {
        json_count(w, "values", nn_tensor_count(t));
        json_count(w, "bytes", nn_tensor_bytes(t));
    }
    if (o->width || t->dtype == NN_UCS4 || t->dtype == NN_BYTES)
        json_count(w, "width", t->dtype == NN_UCS4 ? t->itemsize / 4 : t->itemsize);
    if (d->a->k == K_SHARDS) {
        const char *file = d->a->shards.items[o->shard].name;
        nn_json_key(w, "file");
        nn_json_lossy(w, file, strlen(file));
    }
    if (!t->data && (d->a->k == K_NPZ || (d->a->k == K_PTH && d->a->zip && o->where.member != NN_NO_MEMBER))) {
        const nn_zip *z = d->a->k == K_NPZ ? d->a->npz->z : d->a->zip;
        nn_json_key(w, "member");
        nn_json_lossy(w, nn_zip_at(z, o->where.member)->name, strlen(nn_zip_at(z, o->where.member)->name));
    }
    /* into the file, of an archive into the member */
    if (!t->data && !o->flat && (d->a->k != K_SHARDS || o->where.member == NN_NO_MEMBER))
        json_count(w, "offset", d->a->k == K_NPZ ? o->head : o->where.offset);
    if (d->tie[i] != NONE && d->tie[i] != i) {
        const char *first = d->a->d.items[d->tie[i]].name;
        nn_json_key(w, is_tied(d, i) ? "tied_to" : "in_storage_of");
        nn_json_lossy(w, first, strlen(first));
    }
    json_facts(d, &f, t);
    if (d->part) {
        nn_json_key(w, "content");
        s = json_part(w, d->a, i, d->part, d->e);
    }
    nn_json_end(w);
    nn_tensor_free(&f.head);
    flush_json(w, NULL, (size_t)1 << 20, d->e);
    return w->status;
}
/* ---- metadata of a GGUF file */
/* a value that is no array, as digits, a word or 'text' */
static void show_item(const nn_gguf_value *v)
{
    char b[NN_NUM_BYTES];
    switch (v->type) {
    case NN_GGUF_TEXT:
        printf("'");
        if (v->n > 200) { say_n(v->text, 200, 0); printf("..."); }
        else say_n(v->text, (size_t)v->n, 0);
        printf("'");
        return;
    case NN_GGUF_BOOL: printf(v->u ? "true" : "false"); return;
    case NN_GGUF_F32: nn_f32_print(b, (float)v->d); break;
    case NN_GGUF_F64: nn_f64_print(b, v->d); break;
    case NN_GGUF_I8: case NN_GGUF_I16: case NN_GGUF_I32: case NN_GGUF_I64: nn_i64_print(b, v->i); break;
    default: nn_u64_print(b, v->u); break;
    }
    printf("%s", b);
}
static void show_pairs(const nn_gguf *g)
{
    nn_gguf_value v, item;
    const char *key;
    size_t i, k;
    for (i = 0; (key = nn_gguf_meta(g, i, &v)) != NULL; i++) {
        printf("metadata ");
        say(key, 31);
        printf(" ");
        if (v.type != NN_GGUF_ARRAY) {
            if (v.type != NN_GGUF_TEXT) printf("%-5s ", nn_gguf_type_name(v.type));
            show_item(&v);
            printf("\n");
            continue;
        }
        printf("%-5s [%llu]", nn_gguf_type_name(v.of), (unsigned long long)v.n);
        for (k = 0; k < 4 && v.of != NN_GGUF_ARRAY && nn_gguf_item(&v, &item); k++) {
            printf(k ? ", " : " ");
            show_item(&item);
        }
        printf(v.n && k ? ", ...\n" : "\n");
    }
}
/* lost: texts that are not UTF-8, in which a mark stands for what cannot be read */
static void json_pair(nn_json_writer *w, nn_gguf_value v, size_t *lost)
{
    nn_gguf_value item;
    size_t i, k;
    uint32_t c;
    switch (v.type) {
    case NN_GGUF_TEXT:
        for (i = 0; i < v.n; i += k)
            if ((k = nn_utf8_get(v.text + i, (size_t)v.n - i, &c)) == 0) { ++*lost; break; }
        nn_json_lossy(w, v.text, (size_t)v.n);
        break;
    case NN_GGUF_BOOL: nn_json_bool(w, v.u != 0); break;
    case NN_GGUF_F32: nn_json_f32(w, (float)v.d); break;
    case NN_GGUF_F64: nn_json_f64(w, v.d); break;
    case NN_GGUF_I8: case NN_GGUF_I16: case NN_GGUF_I32: case NN_GGUF_I64: nn_json_i64(w, v.i); break;
    case NN_GGUF_ARRAY:
        nn_json_begin_array(w);
        while (w->status == NN_OK && nn_gguf_item(&v, &item)) json_pair(w, item, lost);
        nn_json_end(w);
        break;
    default: nn_json_u64(w, v.u); break;
    }
}
/* what safetensors can hold of it: text, and numbers as text; the rest is left out, a line each */
static nn_status gguf_texts(arrays *a, nn_error *e)
{
    nn_gguf_value v;
    const char *key;
    char b[NN_NUM_BYTES];
    size_t i;
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && (key = nn_gguf_meta(a->gguf, i, &v)) != NULL; i++) {
        nn_tensor t = NN_ZERO;
        const char *text = b;
        switch (v.type) {
        case NN_GGUF_TEXT: text = strlen(v.text) == v.n ? v.text : NULL; break;
        case NN_GGUF_ARRAY: text = NULL; break;
        case NN_GGUF_BOOL: text = v.u ? "true" : "false"; break;
        case NN_GGUF_F32: nn_f32_print(b, (float)v.d); break;
        case NN_GGUF_F64: nn_f64_print(b, v.d); break;
        case NN_GGUF_I8: case NN_GGUF_I16: case NN_GGUF_I32: case NN_GGUF_I64: nn_i64_print(b, v.i); break;
        default: nn_u64_print(b, v.u); break;
        }
        if (text && nn_tensor_scalar_text(&t, text, NULL, e) == NN_OK) s = nn_dict_put(&a->meta, key, &t, e);
        else if (text && e->status == NN_E_NOMEM) s = e->status;
        else note(a->path, key, "of the metadata is left out: safetensors has no", text ? "text but UTF-8" :
                  v.type == NN_GGUF_TEXT ? "text with NULs" : "arrays there");
        nn_tensor_free(&t);
    }
    return s;
}
static void json_column(nn_json_writer *w, const char *name, const colstat *c)
{
    const nn_dtype type = colstat_type(c);
    const stats *q = &c->q;
    nn_json_begin_object(w);
    nn_json_key(w, "name");
    nn_json_lossy(w, name, strlen(name));
    nn_json_key(w, "dtype");
    nn_json_string(w, type == NN_BYTES ? "text" : nn_dtype_name(type));
    json_count(w, "missing", c->missing);
    if (type != NN_BYTES && type != NN_BOOL && q->n) {
        nn_json_key(w, "min");
        json_number(w, q->min, q->ints == q->n, q->least_negative, q->least, NN_F64);
        nn_json_key(w, "mean");
        nn_json_f64(w, mean_of(q));
        nn_json_key(w, "max");
        json_number(w, q->max, q->ints == q->n, q->most_negative, q->most, NN_F64);
    }
    nn_json_end(w);
    flush_json(w, NULL, (size_t)1 << 20, NULL);
}
static void text_column(const char *name, const colstat *c)
{
    const nn_dtype type = colstat_type(c);
    say(name, 40);
    printf(" %-5s", type == NN_BYTES ? "text" : nn_dtype_name(type));
    if (c->missing) printf(" missing %zu", c->missing);
    if (type != NN_BYTES && type != NN_BOOL) show_stats(&c->q, NN_F64);
    printf("\n");
}
static nn_status show_csv(const char *path, const char *name, nn_json_writer *w, nn_error *e)
{
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(path);
    colstat *c = NULL;
    nn_buf head = NN_ZERO;
    const char **label = NULL;
    size_t i, rows, shown = 0, any = 0;
    nn_status s = open_csv(&r, path, &d, e);
    if (s == NN_OK) s = label_columns(&label, r, path, e);
    if (s == NN_OK) s = scan_csv(r, &d, &c, &rows, &head, label, e);
    for (i = 0; s == NN_OK && name && i < nn_csv_columns(r); i++)
        shown += strcmp(name, nn_csv_name(r, i)) == 0;
    if (s == NN_OK && name && !shown) s = nn_error_set(e, NN_E_ARG, "%s: no column is called '%s'", path, name);
    if (s == NN_OK && w) {
        json_count(w, "rows", rows);
        nn_json_key(w, "columns");
        nn_json_begin_array(w);
    } else if (s == NN_OK) printf("csv: %zu rows, %zu columns\n", rows, nn_csv_columns(r));
    for (i = 0; s == NN_OK && i < nn_csv_columns(r); i++) {
        if (name && strcmp(name, nn_csv_name(r, i)) != 0) continue;
        if (label && !label[i]) continue;
        any++;
        if (w) json_column(w, label ? label[i] : nn_csv_name(r, i), c + i);
        else text_column(label ? label[i] : nn_csv_name(r, i), c + i);
    }
    if (s == NN_OK && w) {
        nn_json_end(w);
        if (!name && any) {
            nn_json_key(w, "first_rows");
            nn_json_begin_array(w);
            if (head.len) nn_json_raw(w, (const char *)head.data, head.len);
            nn_json_end(w);
        }
        s = w->status;
    } else if (s == NN_OK && !name && any && head.len) printf("first rows:\n%s", (const char *)head.data);
    nn_buf_free(&head);
    free((void *)label);
    free(c);
    nn_csv_close(r);
    return s;
}
/* what a tree of JSON or YAML holds, a few levels deep: {"type", "n", "members": [..]} or {"type", "value"} */
static void json_outline(nn_json_writer *w, const nn_json *v, size_t level)
{
    const nn_json *c;
    size_t k = 0;
    nn_json_begin_object(w);
    if (v->key && level) {
        nn_json_key(w, "name");
        nn_json_stringn(w, v->key, v->key_len);
    }
    nn_json_key(w, "type");
    nn_json_string(w, nn_json_type_name(v->type));
    if (v->type == NN_JSON_OBJECT || v->type == NN_JSON_ARRAY) {
        json_count(w, "n", v->n);
        if (level < 3) {
            nn_json_key(w, "members");
            nn_json_begin_array(w);
            for (c = v->v.first; c && k < 40; c = c->next, k++) json_outline(w, c, level + 1);
            nn_json_end(w);
        }
    } else {
        nn_json_key(w, "value");
        nn_json_value(w, v);
    }
    nn_json_end(w);
}
static void show_json(const nn_json *v, size_t indent)
{
    const nn_json *c;
    size_t k = 0;
    if (v->type != NN_JSON_OBJECT && v->type != NN_JSON_ARRAY) return;
    for (c = v->v.first; c && k < 40; c = c->next, k++) {
        char b[64];
        printf("%*s", (int)indent, "");
        say(c->key ? c->key : "-", 0);
        printf(": %s", nn_json_type_name(c->type));
        if (c->type == NN_JSON_STRING) printf(" '%s'", nn_text_brief(b, c->v.s, c->n));
        else if (c->type == NN_JSON_INT) printf(" %lld", (long long)c->v.i);
        else if (c->type == NN_JSON_REAL) { nn_f64_print(b, c->v.d); printf(" %s", b); }
        else if (c->type >= NN_JSON_ARRAY) printf(" of %zu", c->n);
        printf("\n");
        if (indent < 6 && c->type >= NN_JSON_ARRAY && (c->type == NN_JSON_OBJECT || k < 2))
            show_json(c, indent + 2);
    }
    if (c) printf("%*s... %zu in all\n", (int)indent, "", v->n);
}
static void print_warnings(const char *path, const nn_yaml_warning *w)
{
    for (; w; w = w->next) {
        char name[256], text[512];
        (void)nn_text_mask(name, sizeof name, path, strlen(path));
        (void)nn_text_mask(text, sizeof text, w->msg, strlen(w->msg));
        fprintf(stderr, "nnfmt: %s:%zu:%zu: warning: %s\n", name, w->line, w->col, text);
    }
}
typedef struct event_count { size_t n[7]; nn_json_writer *w; int print; } event_count;
static double double_at(const unsigned char *p)
{
    uint64_t u = 0;
    double v;
    int i;
    for (i = 0; i < 8; i++) u |= (uint64_t)p[i] << (8 * i);
    memcpy(&v, &u, 8);
    return v;
}
/* its figures, and its bins as [left, right, count]; old ones give right edges alone */
static void json_histogram(nn_json_writer *w, const nn_event *ev)
{
    static const char *const names[] = { "min", "max", "num", "sum", "sum_squares" };
    const double v[] = { ev->min, ev->max, ev->num, ev->sum, ev->sum_squares };
    size_t i, k;
    for (i = 0; i < 5; i++) { nn_json_key(w, names[i]); nn_json_f64(w, v[i]); }
    nn_json_key(w, "bins");
    nn_json_begin_array(w);
    for (i = 0; i < ev->n_bins; i++) {
        nn_json_begin_array(w);
        for (k = 0; ev->rows && k < 3; k++) nn_json_f64(w, double_at(ev->rows + 24 * i + 8 * k));
        if (!ev->rows) {
            nn_json_f64(w, i ? double_at(ev->limits + 8 * (i - 1)) : -HUGE_VAL);
            nn_json_f64(w, double_at(ev->limits + 8 * i));
            nn_json_f64(w, double_at(ev->counts + 8 * i));
        }
        nn_json_end(w);
    }
    nn_json_end(w);
}
/* the hyper-parameters of an event: name=value each behind its line */
static void print_params(const nn_event *ev)
{
    nn_event_param p = NN_ZERO;
    nn_status s;
    while ((s = nn_event_param_next(&p, ev, NULL)) == NN_OK && p.name) {
        char b[NN_NUM_BYTES];
        nn_f64_print(b, p.number);
        printf(" ");
        say_n(p.name, p.name_n, 0);
        printf("=");
        switch (p.kind) {
        case NN_EVENT_PARAM_NUMBER: printf("%s", b); break;
        case NN_EVENT_PARAM_TEXT: say_n(p.text, p.text_n, 0); break;
        case NN_EVENT_PARAM_BOOL: printf(p.number != 0 ? "true" : "false"); break;
        case NN_EVENT_PARAM_OTHER: printf("(not one value)"); break;
        case NN_EVENT_PARAM_NULL: printf("null"); break;
        }
    }
    if (s != NN_OK) printf(" (damaged hparams)");
}
/* as a list: two of one name, or a name with a NUL, are told as they are */
static void json_params(nn_json_writer *w, const nn_event *ev)
{
    nn_event_param p = NN_ZERO;
    nn_status s;
    nn_json_key(w, "hparams");
    nn_json_begin_array(w);
    while ((s = nn_event_param_next(&p, ev, NULL)) == NN_OK && p.name) {
        nn_json_begin_object(w);
        nn_json_key(w, "name");
        nn_json_lossy(w, p.name, p.name_n);
        nn_json_key(w, "value");
        switch (p.kind) {
        case NN_EVENT_PARAM_NUMBER: nn_json_f64(w, p.number); break;
        case NN_EVENT_PARAM_TEXT: nn_json_lossy(w, p.text, p.text_n); break;
        case NN_EVENT_PARAM_BOOL: nn_json_bool(w, p.number != 0); break;
        case NN_EVENT_PARAM_OTHER:
        case NN_EVENT_PARAM_NULL: nn_json_null(w); break;
        }
        if (p.kind == NN_EVENT_PARAM_OTHER) { nn_json_key(w, "not_read"); nn_json_string(w, "not one value"); }
        nn_json_end(w);
    }
    nn_json_end(w);
    if (s != NN_OK) { nn_json_key(w, "not_read"); nn_json_string(w, "damaged hparams"); }
}
/* `check`: an error where the hyper-parameters of an event are damaged */
static nn_status check_params(void *ctx, const nn_event *ev)
{
    nn_event_param p = NN_ZERO;
    nn_status s;
    while ((s = nn_event_param_next(&p, ev, (nn_error *)ctx)) == NN_OK && p.name) { }
    return s;
}
static const char *const event_counts[] = { "others", "versions", "scalars", "histograms", "images", "texts",
                                            "hparams" };
static nn_status on_event(void *ctx, const nn_event *ev)
{
    static const char *const names[] = { "other", "version", "scalar", "histogram",
                                         "image", "text",    "hparams" };
    event_count *q = (event_count *)ctx;
    q->n[ev->kind]++;
    if (q->print && ev->kind != NN_EVENT_VERSION && ev->kind != NN_EVENT_OTHER) {
        char b[NN_NUM_BYTES];
        printf("%-10s ", names[ev->kind]);
        say_n(ev->tag, ev->tag_n, 40);
        printf(" step %lld", (long long)ev->step);
        if (ev->kind == NN_EVENT_SCALAR) { nn_f32_print(b, (float)ev->value); printf(" value %s", b); }
        if (ev->kind == NN_EVENT_HISTOGRAM) { nn_f64_print(b, ev->num); printf(" count %s", b); }
        if (ev->kind == NN_EVENT_IMAGE) printf(" %lld x %lld", (long long)ev->width, (long long)ev->height);
        if (ev->kind == NN_EVENT_HPARAMS) print_params(ev);
        printf("\n");
    }
    if (q->w) {
        nn_json_begin_object(q->w);
        nn_json_key(q->w, "kind");
        nn_json_string(q->w, names[ev->kind]);
        nn_json_key(q->w, "wall_time");
        nn_json_f64(q->w, ev->wall);
        nn_json_key(q->w, "step");
        nn_json_i64(q->w, ev->step);
        if (ev->tag_n) { nn_json_key(q->w, "tag"); nn_json_stringn(q->w, ev->tag, ev->tag_n); }
        if (ev->kind == NN_EVENT_SCALAR) {
            nn_json_key(q->w, "value");
            nn_json_f32(q->w, (float)ev->value);
        }
        if (ev->kind == NN_EVENT_HISTOGRAM) json_histogram(q->w, ev);
        if (ev->kind == NN_EVENT_IMAGE) {
            nn_json_key(q->w, "width");
            nn_json_i64(q->w, ev->width);
            nn_json_key(q->w, "height");
            nn_json_i64(q->w, ev->height);
            nn_json_key(q->w, "bytes");
            nn_json_u64(q->w, ev->bytes_n);
        }
        if (ev->kind == NN_EVENT_HPARAMS) json_params(q->w, ev);
        if (ev->kind == NN_EVENT_TEXT) {
            nn_json_key(q->w, "text");
            nn_json_stringn(q->w, (const char *)ev->bytes, ev->bytes_n);
        }
        nn_json_end(q->w);
    }
    return NN_OK;
}
/* lines, events and gzip have no entries with names */
static nn_status no_names(const char *path, kind k, const char *name, nn_error *e)
{
    if (!name || (k != K_JSONL && k != K_EVENTS && k != K_GZ)) return NN_OK;
    return nn_error_set(e, NN_E_ARG, "%s: a %s file has no entries to choose from by name, got '%s'",
                    path, kind_names[k], name);
}
/* an option of arrays beside what has none: 1 after saying so */
static int has_no_arrays(const char *path, kind k)
{
    static const char *const of_arrays[] = { "values", "flat", "depth" };
    size_t i;
    if (k != K_CSV && k != K_JSONL && k != K_EVENTS && k != K_GZ && !is_tree(k)) return 0;
    for (i = 0; i < sizeof of_arrays / sizeof *of_arrays; i++)
        if (nn_app_given(&app, of_arrays[i])) {
            (void)nn_app_usage(&app, "--%s: has no effect on %s; it is read for arrays", of_arrays[i], path);
            return 1;
        }
    return 0;
}
static void json_pairs(nn_json_writer *w, const char *under, const arrays *a, nn_error *e)
{
    nn_gguf_value v;
    const char *key;
    size_t i, lost = 0;
    if (!nn_gguf_meta_count(a->gguf)) return;
    nn_json_key(w, under);
    nn_json_begin_object(w);
    for (i = 0; w->status == NN_OK && (key = nn_gguf_meta(a->gguf, i, &v)) != NULL; i++) {
        const size_t before = lost;
        nn_json_key(w, key);
        json_pair(w, v, &lost);
        if (lost > before) note(a->path, key, "of the metadata has", "bytes that are no UTF-8: U+FFFD stands for them");
        flush_json(w, NULL, (size_t)1 << 20, e);
    }
    nn_json_end(w);
}
static void show_metadata(const arrays *f)
{
    char text[256];
    size_t i;
    for (i = 0; i < f->meta.count; i++) {
        (void)nn_tensor_text(&f->meta.items[i].value, 0, text, sizeof text);
        printf("metadata ");
        say(f->meta.items[i].name, 31);
        printf(" '");
        say(text, 0);
        printf("'\n");
    }
    if (f->gguf) show_pairs(f->gguf);
}
static void json_metadata(nn_json_writer *w, const arrays *f, nn_error *e)
{
    size_t i;
    if (f->meta.count) {
        nn_json_key(w, "metadata");
        nn_json_begin_object(w);
        for (i = 0; i < f->meta.count; i++) {
            nn_json_key(w, f->meta.items[i].name);
            nn_json_tensor(w, &f->meta.items[i].value);
        }
        nn_json_end(w);
    }
    if (f->gguf) json_pairs(w, "metadata", f, e);
}
/* The head of a file of arrays, then its arrays */
static nn_status show_arrays(arrays *f, const char *name, nn_json_writer *w, nn_error *e)
{
    const nn_gguf_info *h = f->gguf && !name ? nn_gguf_head(f->gguf) : NULL;
    const char *p, *end, *indices = NULL;
    const size_t root = 0, only = name ? named_entry(&f->d, name, &indices, e) : NONE;
    uint64_t unread = values_unread(f, only);
    slice part;
    display d;
    size_t i;
    nn_status s = display_make(&d, f, w, unread > 0, e);
    if (s == NN_OK && indices && only < f->d.count) {
        s = slice_parse(&part, indices, f->path, &f->d.items[only].value, e);
        if (s == NN_OK && opt.values == 2)
            s = nn_error_set(e, NN_E_ARG, "%s: --values no: %s asks for values", f->path, indices);
        d.part = &part;
        d.indices = indices;
        d.headers = 0;
        unread = 0;
    }
    if (s == NN_OK && w) {
        if (f->k == K_SHARDS) json_count(w, "files", f->shards.count);
        if (h) {
            json_count(w, "version", h->version);
            json_count(w, "alignment", h->alignment);
            nn_json_key(w, "big_endian");
            nn_json_bool(w, h->big_endian);
        }
        json_count(w, "values_not_read", unread);
        nn_json_key(w, "entries");
        nn_json_begin_array(w);
        for (i = 0; s == NN_OK && i < f->d.count; i++)
            if (only == NONE || only == i) s = json_entry(&d, i);
        nn_json_end(w);
        nn_json_key(w, "not_read");
        nn_json_begin_array(w);
        for (p = (const char *)f->left.data, end = p + f->left.len; p < end; p += strlen(p) + 1)
            if (!name || (strncmp(p, name, strlen(name)) == 0 && p[strlen(name)] == ':'))
                nn_json_lossy(w, p, strlen(p));
        nn_json_end(w);
        if (s == NN_OK && !name) {
            if (!opt.only.n) json_metadata(w, f, e);
            if (!opt.flat) {
                nn_json_key(w, "tree");
                nn_json_begin_array(w);
                s = show_parts(&d, &root, 1, 1);
                nn_json_end(w);
            }
            if (s == NN_OK) s = show_totals(&d);
        }
        display_free(&d);
        return s == NN_OK ? w->status : s;
    }
    if (s == NN_OK && f->k == K_SHARDS)
        printf("%s: %zu entries in %zu files\n",
               f->shards.count && is_bin(f->shards.items[0].name) ? "pth" : "safetensors", f->d.count, f->shards.count);
    else if (s == NN_OK) printf("%s: %zu entries\n", kind_names[f->k], f->d.count);
    if (s == NN_OK && h)
        printf("version %u, %s-endian, alignment %llu, %zu tensors, %zu pairs of metadata\n", h->version,
               h->big_endian ? "big" : "little", (unsigned long long)h->alignment, nn_gguf_count(f->gguf),
               nn_gguf_meta_count(f->gguf));
    if (s == NN_OK && only < f->d.count) s = text_leaf(&d, name, strlen(name), &only, 1);
    if (s == NN_OK && !name) s = show_parts(&d, &root, 1, 1);
    if (s == NN_OK && !name && f->d.count > 1) s = show_totals(&d);
    if (s == NN_OK && unread)
        printf("values not read: %llu bytes (--values yes reads them)\n", (unsigned long long)unread);
    if (s == NN_OK) say_left(f, stdout, name);
    if (s == NN_OK && !name && !opt.only.n) show_metadata(f);
    display_free(&d);
    return s;
}
/* a value of one line, of a container how much it holds */
static void say_value(const nn_json *v)
{
    nn_buf b = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    w.buf = &b;
    w.nan = NN_JSON_NAN_STRING;
    if (v->type == NN_JSON_OBJECT || v->type == NN_JSON_ARRAY) printf("%s of %zu", nn_json_type_name(v->type), v->n);
    else {
        nn_json_value(&w, v);
        say_n(b.data ? (const char *)b.data : "", b.len < 80 ? b.len : 80, 0);
        if (b.len > 80) printf("...");
    }
    nn_buf_free(&b);
}
static nn_status show_tree(const char *path, kind k, const char *name, nn_json_writer *w, nn_error *e)
{
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    nn_yaml_warning *warn = NULL;
    nn_status s = read_tree(&root, &a, path, k, &warn, e);
    if (s == NN_OK) print_warnings(path, warn);
    if (s == NN_OK && name && (root = nn_json_get(root, name)) == NULL)
        s = nn_error_set(e, NN_E_ARG, "%s: no member is called '%s'", path, name);
    if (s == NN_OK && w) {
        nn_json_key(w, "content");
        json_outline(w, root, 0);
    } else if (s == NN_OK) {
        printf("%s: ", kind_names[k]);
        if (root->type != NN_JSON_NULL && root->type < NN_JSON_ARRAY) printf("%s ", nn_json_type_name(root->type));
        say_value(root);
        printf("\n");
        show_json(root, 2);
    }
    nn_arena_free(&a);
    return s;
}
static nn_status show_lines(const char *path, nn_json_writer *w, nn_error *e)
{
    nn_jsonl *r = NULL;
    nn_json *v;
    size_t lines = 0;
    nn_status s = open_jsonl(&r, path, e);
    while (s == NN_OK && (s = nn_jsonl_next(r, &v, e)) == NN_OK && v)
        if (!lines++ && w) {
            nn_json_key(w, "first_line");
            json_outline(w, v, 0);
        } else if (lines == 1) {
            printf("first line: %s of %zu\n", nn_json_type_name(v->type), v->n);
            show_json(v, 2);
        }
    if (s == NN_OK && w) json_count(w, "lines", lines);
    else if (s == NN_OK) printf("jsonl: %zu lines\n", lines);
    nn_jsonl_close(r);
    return s;
}
static nn_status show_events(const char *path, nn_json_writer *w, nn_error *e)
{
    event_count q = NN_ZERO;
    nn_status s;
    size_t i;
    q.print = !w;
    q.w = w;
    if (w) {
        nn_json_key(w, "events");
        nn_json_begin_array(w);
    }
    s = read_events(path, on_event, &q, e);
    if (w) {
        nn_json_end(w);
        for (i = 2; i < 8; i++) json_count(w, event_counts[i % 7], q.n[i % 7]);
    } else if (s == NN_OK)
        printf("tfevents: %zu scalars, %zu histograms, %zu images, %zu texts, %zu hparams, %zu others\n",
               q.n[2], q.n[3], q.n[4], q.n[5], q.n[6], q.n[0]);
    return s;
}
static nn_status show_kind(const char *path, kind k, const char *name, nn_json_writer *w, nn_error *e)
{
    arrays f = NN_ZERO;
    const char *part;
    uint64_t n = 0;
    nn_status s;
    if (k == K_CSV) return show_csv(path, name, w, e);
    if (is_tree(k)) return show_tree(path, k, name, w, e);
    if (k == K_JSONL) return show_lines(path, w, e);
    if (k == K_EVENTS) return show_events(path, w, e);
    if (k == K_GZ) {
        s = read_through(path, &n, e);
        if (s == NN_OK && w) json_count(w, "bytes", n);
        else if (s == NN_OK) printf("gz: %llu bytes inside\n", (unsigned long long)n);
        return s;
    }
    f.lenient = 1;
    s = arrays_open(&f, path, k, k == K_NPZ && name && !slice_of(name) ? name : NULL, e);
    if (s == NN_OK) s = arrays_select(&f, e);
    if (s == NN_OK) s = all_used(path, e);
    if (s == NN_OK && name && named_entry(&f.d, name, &part, e) == f.d.count && !is_left(&f.left, name))
        s = no_entry(path, &f.d, name, e);
    if (s == NN_OK) s = show_arrays(&f, name, w, e);
    arrays_close(&f);
    return s;
}
/* One file; seen: of several, which kinds there were. 2 = said already that an option does not suit it */
typedef struct kinds_seen { int csv, tree, arrays, chosen; } kinds_seen;
static int show_file(const char *path, int found, const char *name, nn_json_writer *w, kinds_seen *seen,
                     nn_error *e)
{
    kind k;
    nn_status s = detect(path, &k, e);
    const int tree = s == NN_OK && is_tree(k), csv = s == NN_OK && k == K_CSV,
        bare = s == NN_OK && (csv || tree || k == K_JSONL || k == K_EVENTS || k == K_GZ);
    if (s == NN_OK) s = no_names(path, k, name, e);
    if (s != NN_OK) return 1;
    if (!many && (is_idle(path, csv, tree) || cannot_select(path, k) || has_no_arrays(path, k))) return 2;
    seen->csv |= csv;
    seen->tree |= tree;
    seen->arrays |= !bare;
    if (opt.values >= 3 && strcmp(path, "-") == 0) {
        (void)nn_app_usage(&app, "--values %s: reads the values twice, which - cannot: save it to a file first",
                           nn_app_choice(&app, "values"));
        return 2;
    }
    if (name && slice_of(name) && strcmp(path, "-") == 0 && k == K_NPY) {
        (void)nn_app_usage(&app, "%s: is read twice, which - cannot: save it to a file first, or use json", name);
        return 2;
    }
    if (w && !(found && is_prose(path, k))) {
        nn_json_key(w, "format");
        nn_json_string(w, kind_names[k]);
    } else if (many && !w) {
        say(path, 0);
        printf(":\n");
    }
    if ((found && is_prose(path, k)) || (many && selects() && bare && !csv)) {
        const char *why = found && is_prose(path, k) ? "text of no known ending" : "no arrays to choose from";
        if (w) {
            nn_json_key(w, "not_shown");
            nn_json_string(w, why);
        } else printf("not shown: %s\n", why);
        return 0;
    }
    return show_kind(path, k, name, w, e) == NN_OK ? 0 : 1;
}
/* several words: files, and directories; two: the second is an entry's name unless there is such a file */
static int cmd_show(void)
{
    const char *name = app.n_args == 2 && !is_there(app.args[1]) ? app.args[1] : NULL;
    paths p = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    kinds_seen seen = NN_ZERO;
    size_t i, depth = 0;
    int bad = 0, rc, folders = 0;
    nn_status s;
    if (name && is_folder(app.args[0])) name = NULL;
    s = name ? paths_add(&p, "", app.args[0], 0, &e) : paths_given(&p, &folders, &e);
    if (s != NN_OK) bad = failed(&e);
    many = folders || p.n > 1;
    w.buf = &b;
    w.nan = NN_JSON_NAN_STRING;
    w.lines = 1;
    if (opt.json && many) nn_json_begin_array(&w);
    for (i = 0; i < p.n; i++) {
        memset(&e, 0, sizeof e);
        if (opt.json) {
            nn_json_begin_object(&w);
            depth = w.depth;
            nn_json_key(&w, "file");
            nn_json_lossy(&w, p.v[i], strlen(p.v[i]));
        } else if (many && i) printf("\n");
        rc = show_file(p.v[i], p.found[i], name, opt.json ? &w : NULL, &seen, &e);
        if (rc == 1) (void)failed(&e);
        if (rc > bad) bad = rc;
        if (rc == 2 || output_failed || w.status != NN_OK) break;
        if (!opt.json) continue;
        if (rc && !many) break;
        while (w.depth > depth) nn_json_end(&w);         /* what a failure left open */
        if (rc) {
            nn_json_key(&w, "error");
            nn_json_lossy(&w, e.msg, strlen(e.msg));
        }
        nn_json_end(&w);
    }
    if (opt.json && many && bad < 2) nn_json_end(&w);
    if (opt.json && (many ? bad < 2 && !output_failed : !bad)) {
        s = nn_json_finish(&w, &e);
        if (s == NN_OK) { flush_json(&w, NULL, 0, &e); s = w.status; }
        if (s != NN_OK) bad = failed(&e);
    }
    if (many && bad < 2) {
        many = 0;
        if (is_idle(app.args[0], seen.csv, seen.tree) || (!seen.arrays && has_no_arrays(app.args[0], K_CSV))) bad = 2;
        else if (all_used(app.args[0], &e) != NN_OK) bad = failed(&e);
    }
    nn_buf_free(&b);
    paths_free(&p);
    return bad;
}

/* ---- json */
/* Items from *item on as nested arrays of that shape; as nn_json_tensor lays them out, the
 * innermost on one line. */
static void json_items(nn_json_writer *w, cursor *c, size_t *item, size_t ndim, const size_t *shape,
                       nn_writer *out)
{
    size_t i;
    int indent = w->indent, spaced = w->spaced;
    if (!ndim) {
        if (cursor_to(c, *item)) nn_json_elem(w, &c->t, (*item)++ - c->first);
        else w->status = c->s;
        flush_json(w, out, (size_t)1 << 20, c->e);
        return;
    }
    nn_json_begin_array(w);
    if (ndim == 1) {
        if (shape[0]) { if (indent > 0) w->spaced = 1; }
        w->indent = 0;
    }
    for (i = 0; i < shape[0] && w->status == NN_OK; i++) json_items(w, c, item, ndim - 1, shape + 1, out);
    nn_json_end(w);
    w->indent = indent;
    w->spaced = spaced;
}
static void json_array(nn_json_writer *w, arrays *a, size_t i, nn_error *e)
{
    cursor c = cursor_at(a, i, PIECE, e);
    size_t item = 0;
    json_items(w, &c, &item, a->d.items[i].value.ndim, a->d.items[i].value.shape, NULL);
    if (w->status != NN_OK && !*e->msg)
        (void)nn_error_set(e, w->status, "%s: '%s': element %zu: %s%s", a->path, a->d.items[i].name, item ? item - 1 : 0,
                       w->why ? w->why : "cannot be written as JSON",
                       a->d.items[i].value.dtype == NN_BYTES ? ": --bytes hex or latin-1 takes it" : "");
    nn_tensor_free(&c.t);
}
/* The first element of byte strings that is no UTF-8, which no JSON holds, or SIZE_MAX */
static size_t not_text(arrays *a, size_t i, nn_error *e)
{
    const size_t count = nn_tensor_count(&a->d.items[i].value);
    cursor c;
    size_t at, w, k, bad = SIZE_MAX;
    uint32_t u;
    if (a->d.items[i].value.dtype != NN_BYTES) return SIZE_MAX;
    c = cursor_at(a, i, PIECE, e);
    for (at = 0; at < count && bad == SIZE_MAX; at++) {
        const char *p;
        size_t len;
        if (!cursor_to(&c, at)) break;
        p = (const char *)c.t.data + (at - c.first) * c.t.itemsize;
        len = nn_tensor_text(&c.t, at - c.first, NULL, 0);
        for (k = 0; k < len && bad == SIZE_MAX; k += w)
            if ((w = nn_utf8_get(p + k, len - k, &u)) == 0) bad = at;
    }
    nn_tensor_free(&c.t);
    return bad;
}
/* a cell as text, null when it is the word of --missing */
static void json_cell(nn_json_writer *w, const nn_csv_field *f)
{
    if (is_missing(f)) nn_json_null(w);
    else nn_json_stringn(w, f->s, f->n);
}
/* the names as the first row, as it would stand in the file */
static void json_labels(nn_json_writer *w, const char *const *label, const nn_csv *r)
{
    size_t i;
    nn_json_begin_array(w);
    for (i = 0; i < nn_csv_columns(r); i++)
        if (!label || label[i]) nn_json_string(w, label ? label[i] : nn_csv_name(r, i));
    nn_json_end(w);
}
/* name: the cells of that column alone */
static nn_status json_csv(nn_json_writer *w, const char *path, const char *name, nn_error *e)
{
    taking take = taking_rows();
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(path);
    const nn_csv_field *f;
    const char **label = NULL;
    int list;
    nn_status s;
    size_t n, i, cols, only;
    list = !opt.header && !name;                     /* the names are the first list, not a row */
    d.no_header = opt.counts || (list && (!(selects() || opt.take.max) || nn_app_given(&app, "header")));
    d.keep_blank = 1;                                /* in a table of one column a blank line is a record */
    s = open_csv(&r, path, &d, e);
    if (s != NN_OK) return s;
    cols = nn_csv_columns(r);
    for (only = 0; name && only < cols && strcmp(name, nn_csv_name(r, only)) != 0; only++) { }
    if (name && only == cols) {
        nn_csv_close(r);
        return nn_error_set(e, NN_E_ARG, "%s: no column is called '%s'", path, name);
    }
    if ((s = label_columns(&label, r, path, e)) != NN_OK) {
        nn_csv_close(r);
        free((void *)label);
        return s;
    }
    nn_json_begin_array(w);
    if (list && !d.no_header) json_labels(w, label, r);
    while ((s = nn_csv_row(r, &f, &n, e)) == NN_OK && n) {
        if (cols > 1 && n == 1 && !f[0].n && !f[0].quoted) continue;
        if (take.before) { take.before--; continue; }
        if (!take.left--) break;
        if (name) {
            if (only >= n) nn_json_string(w, "");
            else json_cell(w, f + only);
            flush_json(w, NULL, (size_t)1 << 20, e);
            if (w->status != NN_OK) break;
            continue;
        }
        if (opt.header) nn_json_begin_object(w);
        else nn_json_begin_array(w);
        for (i = 0; i < n; i++) {
            if (label && !label[i]) continue;
            if (opt.header) nn_json_key(w, label ? label[i] : nn_csv_name(r, i));
            json_cell(w, f + i);
        }
        nn_json_end(w);
        flush_json(w, NULL, (size_t)1 << 20, e);
        if (w->status != NN_OK) break;
    }
    if (s == NN_OK && w->status != NN_OK && !*e->msg)
        s = nn_error_set(e, w->status, "%s:%zu: %s", path, nn_csv_line(r),
                     w->why ? w->why : "cannot be written as JSON");
    nn_json_end(w);
    free((void *)label);
    nn_csv_close(r);
    return s;
}
static int cmd_json(const char *path, const char *name)
{
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    arrays f = NN_ZERO;
    kind k;
    nn_status s = detect(path, &k, &e);
    const char *indices = NULL;
    slice part;
    size_t i, only = 0, bad;
    char why[80];
    if (s == NN_OK) s = no_names(path, k, name, &e);
    if (s != NN_OK) return failed(&e);
    if (is_idle(path, k == K_CSV, is_tree(k)) || cannot_select(path, k)) return 2;
    w.buf = &b;
    w.nan = NN_JSON_NAN_STRING;
    w.lines = 1;
    if (opt.pretty) w.indent = 2;
    if (k == K_CSV) s = json_csv(&w, path, name, &e);
    else if (k == K_JSON || k == K_YAML) {
        s = read_tree(&root, &a, path, k, NULL, &e);
        if (s == NN_OK && name) {
            root = nn_json_get(root, name);
            if (!root) s = nn_error_set(&e, NN_E_ARG, "%s: no member is called '%s'", path, name);
        }
        if (s == NN_OK) nn_json_value(&w, root);
    } else if (k == K_JSONL) {
        nn_jsonl *r = NULL;
        s = open_jsonl(&r, path, &e);
        nn_json_begin_array(&w);
        while (s == NN_OK && (s = nn_jsonl_next(r, &root, &e)) == NN_OK && root) {
            nn_json_value(&w, root);
            flush_json(&w, NULL, (size_t)1 << 20, &e);
            if (w.status != NN_OK) {
                s = w.status;
                break;
            }
        }
        nn_json_end(&w);
        nn_jsonl_close(r);
    } else if (k == K_EVENTS) {
        event_count q = NN_ZERO;
        q.w = &w;
        nn_json_begin_array(&w);
        s = read_events(path, on_event, &q, &e);
        nn_json_end(&w);
        if (s == NN_E_FORMAT && nn_json_finish(&w, NULL) == NN_OK) {     /* the good records, and where it broke */
            nn_error out = NN_ZERO;
            flush_json(&w, NULL, 0, &out);
        }
    } else {
        f.lenient = 1;
        s = arrays_open(&f, path, k, name && !slice_of(name) ? name : NULL, &e);
        if (s == NN_OK) s = arrays_select(&f, &e);
        if (s == NN_OK) s = all_used(path, &e);
        if (s == NN_OK) say_left(&f, stderr, name);
        if (s == NN_OK) memset(&e, 0, sizeof e);         /* what was left out is no error of what follows */
        if (s == NN_OK && name && (only = named_entry(&f.d, name, &indices, &e)) == f.d.count)
            s = no_entry(path, &f.d, name, &e);
        if (s == NN_OK && indices) s = slice_parse(&part, indices, path, &f.d.items[only].value, &e);
        if (s == NN_OK && indices) s = json_part(&w, &f, only, &part, &e);
        else if (s == NN_OK && !name && !selects() && f.d.count == 1 && strcmp(f.d.items[0].name, "array") == 0 &&
            (k == K_NPY || k == K_IDX || k == K_PNG))
            json_array(&w, &f, 0, &e);
        else if (s == NN_OK) {
            if (!name) nn_json_begin_object(&w);
            for (i = 0; i < f.d.count && w.status == NN_OK; i++) {
                if (name && strcmp(name, f.d.items[i].name) != 0) continue;
                bad = not_text(&f, i, &e);
                if (!name && bad != SIZE_MAX) {
                    (void)snprintf(why, sizeof why, "element %zu (--bytes has it)", bad);
                    note(path, f.d.items[i].name, "is left out: no UTF-8 in", why);
                    continue;
                }
                if (!name) nn_json_key(&w, f.d.items[i].name);
                json_array(&w, &f, i, &e);
            }
            if (!name && !opt.only.n && f.meta.count) {
                nn_json_key(&w, "__metadata__");
                nn_json_begin_object(&w);
                for (i = 0; i < f.meta.count; i++) {
                    nn_json_key(&w, f.meta.items[i].name);
                    nn_json_tensor(&w, &f.meta.items[i].value);
                }
                nn_json_end(&w);
            }
            if (!name && !opt.only.n && f.gguf) json_pairs(&w, "__metadata__", &f, &e);
            if (!name) nn_json_end(&w);
        }
    }
    /* said already: an array that could not be read, an output that is full */
    if (s == NN_OK && w.status != NN_OK && *e.msg) s = w.status;
    if (s == NN_OK) s = nn_json_finish(&w, &e);
    if (s == NN_OK) { flush_json(&w, NULL, 0, &e); s = w.status; }
    nn_buf_free(&b);
    nn_arena_free(&a);
    arrays_close(&f);
    return s == NN_OK ? 0 : failed(&e);
}

/* ---- check */
/* cells as text: UTF-8 without NUL */
static nn_status check_text(const char *path, const nn_csv *r, const nn_csv_field *f, size_t n, nn_error *e)
{
    size_t i, k, w;
    uint32_t c = 0;
    for (i = 0; i < n; i++)
        for (k = 0; k < f[i].n; k += w) {
            const char *p = f[i].s + k;
            if ((unsigned char)*p - 1u < 127u) w = 1;
            else if ((w = nn_utf8_get(p, f[i].n - k, &c)) == 0 || !c)
                return nn_error_set(e, NN_E_FORMAT, "%s:%zu: field %zu: byte 0x%02x is not text in UTF-8%s", path,
                                    nn_csv_line(r), i + 1, (unsigned char)*p, w ? "" : ": --encoding latin-1?");
        }
    return NN_OK;
}
/* in_folder: prose is passed over, *k says what it would have been */
static nn_status check_one(const char *path, int in_folder, kind *is, int *csv, int *tree, nn_error *e)
{
    kind k;
    nn_status s = detect(path, &k, e);
    nn_arena a = NN_ZERO;
    nn_json *v;
    /* of a file that is not known nothing is said about options */
    *csv |= k == K_CSV || (s != NN_OK && k == K_NONE);
    *tree |= is_tree(k) || (s != NN_OK && k == K_NONE);
    *is = k;
    if (s != NN_OK || (in_folder && is_prose(path, k))) return s;
    if (k == K_CSV) {
        nn_csv *r = NULL;
        nn_csv_desc cd = csv_desc(path);
        const nn_csv_field *f;
        size_t n;
        cd.strict = !cd.blanks;
        s = open_csv(&r, path, &cd, e);
        while (s == NN_OK && (s = nn_csv_row(r, &f, &n, e)) == NN_OK && n) s = check_text(path, r, f, n, e);
        nn_csv_close(r);
    } else if (k == K_JSON || k == K_YAML) {
        nn_yaml_warning *w = NULL;
        s = read_tree(&v, &a, path, k, &w, e);
        if (s == NN_OK) print_warnings(path, w);
    } else if (k == K_JSONL) {
        nn_jsonl *r = NULL;
        s = open_jsonl(&r, path, e);
        while (s == NN_OK && (s = nn_jsonl_next(r, &v, e)) == NN_OK && v) { }
        nn_jsonl_close(r);
    } else if (k == K_EVENTS) {
        s = read_events(path, check_params, e, e);
    } else if (k == K_GZ) {
        uint64_t n = 0;
        s = read_through(path, &n, e);
    } else {
        arrays f = NN_ZERO;
        size_t i;
        s = arrays_open(&f, path, k, NULL, e);
        for (i = 0; s == NN_OK && i < f.d.count; i++) s = pass(&f, i, NULL, e);
        arrays_close(&f);
    }
    nn_arena_free(&a);
    return s;
}
static int cmd_check(void)
{
    paths p = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    int bad = 0, csv = 0, tree = 0, folders;
    if (paths_given(&p, &folders, &e) != NN_OK) { bad = 1; printf("%s\n", e.msg); }
    for (i = 0; i < p.n; i++) {
        kind k = K_NONE;
        nn_status s;
        memset(&e, 0, sizeof e);
        s = check_one(p.v[i], p.found[i], &k, &csv, &tree, &e);
        if (s == NN_OK && !folders) continue;
        if (s == NN_OK || !strstr(e.msg, p.v[i])) {
            say(p.v[i], 0);
            printf(": ");
        }
        if (s == NN_OK && p.found[i] && is_prose(p.v[i], k)) printf("not checked: text of no known ending\n");
        else if (s == NN_OK) printf("ok, %s\n", kind_names[k]);
        else printf("%s\n", e.msg);
        bad |= s != NN_OK;
    }
    if (is_idle(app.args[0], csv, tree)) bad = 2;
    paths_free(&p);
    return bad;
}

/* ---- convert */
/* rows as cells; the arrays are read side by side, some megabytes of each at a time */
static nn_status write_csv(const char *path, arrays *a, nn_error *e)
{
    nn_writer *w = NULL;
    nn_file_opts o = out_opts();
    nn_csv_writer c = NN_ZERO;
    cursor *at = NULL;
    const nn_dict *d = &a->d;
    const nn_tensor *x = d->count ? &d->items[0].value : NULL;
    nn_status s;
    size_t i, r, rows, matrix = d->count == 1 && x->ndim == 2 ? x->shape[1] : 0,
                       cols = matrix ? matrix : d->count;
    char b[NN_NUM_BYTES];
    if (!d->count) return nn_error_set(e, NN_E_ARG, "%s: there is no array to write", path);
    if (d->count == 1 && x->ndim == 2 && !matrix)
        return nn_error_set(e, NN_E_ARG, "%s: a table needs at least one column", path);
    rows = matrix || x->ndim == 1 ? x->shape[0] : 0;
    for (i = 0; !matrix && i < d->count; i++)
        if (d->items[i].value.ndim != 1 || d->items[i].value.shape[0] != rows)
            return nn_error_set(e, NN_E_UNSUPPORTED,
                            "%s: a table needs one array of two dimensions, or columns of equal "
                            "length; '%s' is neither: use --name",
                            path, d->items[i].name);
    if ((s = cursors(a, &at, e)) != NN_OK) return s;
    if ((s = nn_writer_open(&w, path, &o, e)) == NN_OK &&
        (s = nn_csv_begin(&c, w, cols, 0, NULL, e)) == NN_OK) {
        for (i = 0; i < cols; i++)
            if (matrix) nn_csv_put_text(&c, b, nn_u64_print(b, i));
            else nn_csv_put_str(&c, d->items[i].name);
        for (r = 0; r < rows && s == NN_OK && c.status == NN_OK; r++)
            for (i = 0; i < cols; i++) {
                cursor *k = at + (matrix ? 0 : i);
                size_t item = matrix ? r * matrix + i : r;
                if (!cursor_to(k, item)) { s = k->s; break; }
                nn_csv_put_elem(&c, &k->t, item - k->first);
            }
        if (s == NN_OK) s = nn_csv_end(&c, e);
        else (void)nn_csv_end(&c, NULL);
        if (s == NN_OK) s = nn_writer_commit(w, e);
        else nn_writer_abort(w);
    } else nn_writer_abort(w);
    cursors_free(a, at);
    return s;
}
static nn_status write_jsonl(const char *path, arrays *a, nn_error *e)
{
    nn_writer *w = NULL;
    nn_file_opts o = out_opts();
    nn_buf b = NN_ZERO;
    nn_json_writer j = NN_ZERO;
    cursor *at = NULL;
    const nn_dict *d = &a->d;
    nn_status s;
    size_t i, r, rows = d->count && d->items[0].value.ndim ? d->items[0].value.shape[0] : 0;
    int one = d->count == 1 && d->items[0].value.ndim >= 2;
    for (i = 0; i < d->count; i++)
        if (!d->items[i].value.ndim || d->items[i].value.shape[0] != rows)
            return nn_error_set(e, NN_E_UNSUPPORTED,
                            "%s: the arrays must have equally many rows; '%s' has not: use --name",
                            path, d->items[i].name);
    if ((s = cursors(a, &at, e)) != NN_OK) return s;
    s = nn_writer_open(&w, path, &o, e);
    j.buf = &b;
    j.lines = 1;
    j.nan = NN_JSON_NAN_NULL;
    for (r = 0; r < rows && s == NN_OK; r++) {
        if (!one) nn_json_begin_object(&j);
        for (i = 0; i < d->count && j.status == NN_OK; i++) {
            const nn_tensor *t = &d->items[i].value;
            size_t item = nn_tensor_count(t) / rows * r;
            if (!one) nn_json_key(&j, d->items[i].name);
            json_items(&j, at + i, &item, t->ndim - 1, t->shape + 1, w);
        }
        if (j.status != NN_OK && *e->msg) { s = j.status; break; }
        if (!one) nn_json_end(&j);
        s = nn_json_finish(&j, e);
        flush_json(&j, w, (size_t)1 << 16, e);
        if (s == NN_OK) s = j.status;
    }
    flush_json(&j, w, 0, e);
    if (s == NN_OK) s = j.status;
    nn_buf_free(&b);
    cursors_free(a, at);
    if (s == NN_OK) return nn_writer_commit(w, e);
    nn_writer_abort(w);
    return s;
}
/* Straight from text to text or to one matrix, without a store of columns: JSON lines -> CSV, CSV
 * -> CSV, and with a first pass for types and rows
 * CSV -> JSON lines, CSV -> .npy. */
static int convert_streams(kind k, const char *out)
{
    if (opt.name || (selects() && k == K_JSONL) || (opt.dtype && !ends_with(out, ".npy"))) return 0;
    if (ends_with(out, ".csv")) return (k == K_CSV || k == K_JSONL) && !opt.dtype;
    return k == K_CSV && (ends_with(out, ".jsonl") || ends_with(out, ".npy"));
}
static nn_status csv_to_csv(nn_writer *w, const char *in, nn_error *e)
{
    taking take = taking_rows();
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(in);
    nn_csv_writer c = NN_ZERO;
    const nn_csv_field *f;
    const char **label = NULL;
    size_t n, i, cols, wanted;
    nn_status s = open_csv(&r, in, &d, e), q;
    if (s != NN_OK) return s;
    wanted = cols = nn_csv_columns(r);
    s = label_columns(&label, r, in, e);
    for (i = 0; label && i < cols; i++) wanted -= !label[i];
    if (s == NN_OK) s = nn_csv_begin(&c, w, wanted, 0, NULL, e);
    for (i = 0; s == NN_OK && i < cols; i++)
        if (!label || label[i]) nn_csv_put_str(&c, label ? label[i] : nn_csv_name(r, i));
    while (s == NN_OK && (s = take_row(&take, r, &f, &n, e)) == NN_OK && n)
        for (i = 0; i < cols; i++)
            if (label && !label[i]) continue;
            else if (i < n && f[i].n && !is_missing(f + i)) nn_csv_put_text(&c, f[i].s, f[i].n);
            else nn_csv_put_missing(&c);
    if (c.w) { q = nn_csv_end(&c, s == NN_OK ? e : NULL); if (s == NN_OK) s = q; }
    free((void *)label);
    nn_csv_close(r);
    return s;
}
static nn_status csv_rows(nn_writer *w, const char *in, int npy, nn_dtype dt, nn_error *e)
{
    nn_csv *r = NULL;
    nn_csv_desc d = csv_desc(in);
    nn_table t = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_json_writer j = NN_ZERO;
    nn_dtype *types = NULL;
    colstat *c = NULL;
    table_text x = NN_ZERO;
    const char **label = NULL;
    taking take = taking_rows();
    size_t rows = 0, cols = 0, wanted, done = (size_t)take.before, i, row, n;
    nn_status s = text_open(&x, in, K_CSV, e);
    if (s == NN_OK) s = text_csv(&x, &r, &d, e);
    if (s == NN_OK) cols = nn_csv_columns(r);
    if (s == NN_OK) s = label_columns(&label, r, in, e);
    for (wanted = cols, i = 0; label && i < cols; i++) wanted -= !label[i];
    if (s == NN_OK) s = scan_csv(r, &d, &c, &rows, NULL, NULL, e);
    if (s == NN_OK && (types = (nn_dtype *)calloc(cols, sizeof *types)) == NULL)
        s = nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory");
    for (i = 0; s == NN_OK && i < cols; i++)
        types[i] = npy && (!label || label[i]) ? NN_F64 : colstat_type(c + i);
    nn_csv_close(r);
    r = NULL;
    d.types = types;
    d.n_types = cols;
    if (s == NN_OK) s = text_csv(&x, &r, &d, e);
    if (s == NN_OK && npy) {
        nn_tensor whole = NN_ZERO;
        whole.dtype = dt != NN_DTYPE_NONE ? dt : NN_F64;
        whole.itemsize = nn_dtype_size(whole.dtype);
        whole.ndim = 2;
        whole.shape[0] = rows;
        whole.shape[1] = wanted;
        s = nn_npy_header(&b, &whole, e);
        if (s == NN_OK) s = nn_writer_put(w, b.data, b.len, e);
    }
    j.buf = &b;
    j.lines = 1;
    j.nan = NN_JSON_NAN_NULL;
    while (s == NN_OK && (s = take_rows(&take, r, 1 + ((size_t)1 << 18) / cols, &t, e)) == NN_OK && t.rows) {
        nn_tensor m = NN_ZERO, as = NN_ZERO;
        b.len = 0;
        for (row = 0; !npy && s == NN_OK && row < t.rows; row++) {
            nn_json_begin_object(&j);
            for (i = 0; i < cols; i++) {
                const char *p;
                if (label && !label[i]) continue;
                nn_json_key(&j, label ? label[i] : t.columns[i].name);
                if (!t.columns[i].is_text) nn_json_elem(&j, &t.columns[i].values, row);
                else if ((p = nn_table_text(t.columns + i, row, &n)) != NULL) nn_json_stringn(&j, p, n);
                else nn_json_null(&j);
            }
            nn_json_end(&j);
            if ((s = nn_json_finish(&j, e)) != NN_OK)
                s = nn_error_set(e, s, "%s: row %zu: %s", in, done + row + 1,
                             j.why ? j.why : "cannot be written as JSON");
        }
        done += t.rows;
        if (npy) {
            s = nn_tensor_make2(&m, NN_F64, t.rows, wanted, NULL, e);
            for (n = i = 0; s == NN_OK && i < cols; i++) {
                if (label && !label[i]) continue;
                for (row = 0; row < t.rows; row++)
                    nn_f64(&m)[row * wanted + n] = nn_f64(&t.columns[i].values)[row];
                n++;
            }
            if (s == NN_OK && dt != NN_DTYPE_NONE) s = convert_cells(in, &as, &m, &t, label, done - t.rows, dt, e);
            if (s == NN_OK)
                s = nn_npy_write_data(w, as.data ? &as : &m, e);
            nn_tensor_free(&m);
            nn_tensor_free(&as);
        } else if (s == NN_OK) s = nn_writer_put(w, b.data, b.len, e);
        rows -= t.rows < rows ? t.rows : rows;
    }
    if (s == NN_OK && rows) s = nn_error_set(e, NN_E_IO, "%s: the file changed while it was read", in);
    nn_table_free(&t);
    nn_buf_free(&b);
    nn_csv_close(r);
    scratch_free(&x.copy);
    free((void *)label);
    free(types);
    free(c);
    return s;
}
static nn_status convert_stream(const char *in, kind k, const char *out, nn_dtype dt, nn_error *e)
{
    nn_writer *w = NULL;
    nn_file_opts o = out_opts();
    nn_status s = nn_writer_open(&w, out, &o, e);
    int list;
    if (s != NN_OK) return s;
    if (k == K_JSONL) s = jsonl_to_csv(w, in, &list, e);
    else if (ends_with(out, ".csv")) s = csv_to_csv(w, in, e);
    else s = csv_rows(w, in, ends_with(out, ".npy"), dt, e);
    if (s == NN_OK) return nn_writer_commit(w, e);
    nn_writer_abort(w);
    return s;
}
/* the model of a checkpoint, as nn_pth_state finds it */
static nn_status arrays_state(arrays *a, nn_error *e)
{
    nn_dict d = NN_ZERO;
    size_t *from = (size_t *)calloc(a->d.count + 1, sizeof *from), i;
    const char **name = (const char **)calloc(a->d.count + 1, sizeof *name);
    nn_status s = from && name ? NN_OK : nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu names", a->d.count);
    for (i = 0; s == NN_OK && i < a->d.count; i++) {     /* outlines that remember their number */
        const nn_tensor *t = &a->d.items[i].value;
        s = put_outline(&d, a->d.items[i].name, t->dtype, i, t->ndim, t->shape, e);
    }
    if (s == NN_OK) s = nn_pth_state(&d, e);
    for (i = 0; s == NN_OK && i < d.count; i++) {
        from[i] = d.items[i].value.itemsize;
        name[i] = d.items[i].name;
    }
    if (s == NN_OK) s = arrays_pick(a, d.count, from, name, e);
    nn_dict_free(&d);
    free(from);
    free((void *)name);
    return s;
}
/* NULL, or who lacks that type */
static const char *lacks(const char *out, nn_dtype t)
{
    if (ends_with(out, ".safetensors") && !is_numeric(t) && t != NN_C64) return "safetensors has no dtype";
    if (ends_with(out, ".npz") && t == NN_BF16) return "NumPy (--dtype f32 converts) has no dtype";
    return NULL;
}
/* What OUT cannot take is left out, one line each; when that is all there is, it is refused. dt: what numbers become */
static nn_status arrays_fit(arrays *a, const char *out, nn_dtype dt, nn_error *e)
{
    size_t *from = (size_t *)calloc(a->d.count + 1, sizeof *from), i, n = 0;
    const char *why;
    nn_dtype t = NN_F32;
    nn_status s = from ? NN_OK : nn_error_set(e, NN_E_NOMEM, "nnfmt: out of memory for %zu names", a->d.count);
    for (i = 0; s == NN_OK && i < a->d.count; i++) {
        t = a->d.items[i].value.dtype;
        if (dt != NN_DTYPE_NONE && is_numeric(t)) t = dt;
        if ((why = lacks(out, t)) == NULL) { from[n++] = i; continue; }
        if (opt.strict || t == dt)
            s = nn_error_set(e, NN_E_UNSUPPORTED, "%s: '%s': %s %s", a->path, a->d.items[i].name, why,
                             nn_dtype_name(t));
        else {
            char what[96];
            (void)snprintf(what, sizeof what, "is left out: %s", why);
            note(a->path, a->d.items[i].name, what, nn_dtype_name(t));
        }
    }
    if (s == NN_OK && !n && a->d.count)
        s = nn_error_set(e, NN_E_UNSUPPORTED, "%s: nothing in it is of a type that %s can take", a->path, out);
    if (s == NN_OK && n < a->d.count) s = arrays_pick(a, n, from, NULL, e);
    free(from);
    return s;
}
/* a file that is written holds every entry on its own */
static void say_ties(arrays *a)
{
    nn_error e = NN_ZERO;
    display d = NN_ZERO;
    size_t i, n = 0;
    d.a = a;
    d.e = &e;
    if (ties_make(&d) == NN_OK)
        for (i = 0; i < a->d.count; i++) n += d.tie[i] != NONE && d.tie[i] != i;
    display_free(&d);
    if (n) {
        char file[256];
        (void)nn_text_mask(file, sizeof file, a->path, strlen(a->path));
        fprintf(stderr, "nnfmt: %s: entries in the storage of others, each written on its own: %zu\n", file, n);
    }
}
static int cmd_convert(const char *in, const char *out)
{
    nn_error e = NN_ZERO;
    arrays f = NN_ZERO;
    nn_file_opts o = out_opts();
    nn_pth_opts po = NN_ZERO;
    kind k;
    nn_status s;
    size_t i, n;
    const char *kinds;
    nn_dtype dt = opt.dtype ? nn_dtype_parse(nn_app_choice(&app, "dtype")) : NN_DTYPE_NONE;
    int pth = ends_with(out, ".pth") || ends_with(out, ".pt");
    if (!pth && !ends_with(out, ".npy") && !ends_with(out, ".npz") &&
        !ends_with(out, ".safetensors") && !ends_with(out, ".csv") && !ends_with(out, ".jsonl"))
        return nn_app_usage(
            &app, "OUT must end in .npy .npz .safetensors .pth .csv or .jsonl, got '%s'", out);
    if (!opt.overwrite && strcmp(out, "-") != 0 && nn_file_exists(out, NULL)) {
        (void)nn_error_set(&e, NN_E_ARG, "%s: exists already: give --overwrite to replace it", out);
        return failed(&e);
    }
    scratch_beside = out;
    s = detect(in, &k, &e);
    if (s == NN_OK && is_idle(in, k == K_CSV, 0)) return 2;
    if (s == NN_OK && convert_streams(k, out)) {
        s = convert_stream(in, k, out, dt, &e);
        return s == NN_OK ? 0 : failed(&e);
    }
    f.nested = s == NN_OK && pth && k == K_PTH && !opt.name && !opt.state && !selects();
    f.lenient = !opt.strict;
    if (s == NN_OK) s = arrays_open(&f, in, k, opt.name, &e);
    if (s == NN_OK && !opt.state) s = arrays_select(&f, &e);
    if (s == NN_OK && !opt.state) s = all_used(in, &e);
    if (s == NN_OK) say_left(&f, stderr, opt.name);
    if (s == NN_OK && opt.name) {
        if ((i = entry(&f.d, opt.name)) < f.d.count) s = arrays_pick(&f, 1, &i, NULL, &e);
        else s = no_entry(in, &f.d, opt.name, &e);
    }
    if (s == NN_OK && opt.state) s = k == K_PTH ? arrays_state(&f, &e) :
        nn_error_set(&e, NN_E_ARG, "%s: --state is for a .pth, got a %s file", in, kind_names[k]);
    if (s == NN_OK && opt.state) s = arrays_select(&f, &e);
    if (s == NN_OK && opt.state) s = all_used(in, &e);
    if (s == NN_OK) s = arrays_fit(&f, out, dt, &e);
    if (s == NN_OK && (pth || ends_with(out, ".safetensors"))) say_ties(&f);
    for (i = 0; s == NN_OK && !opt.dtype && i < f.d.count; i++)
        if (f.of[i].where.stored)
            note(in, f.d.items[i].name, "is written as its u8 codes, --dtype f32 converts: it is",
                f.of[i].where.stored);
    if (s == NN_OK && ends_with(out, ".safetensors") && k == K_GGUF) s = gguf_texts(&f, &e);
    for (i = 0; s == NN_OK && i < f.d.count; i++)
        if (f.of[i].unit) note(in, f.d.items[i].name, "is written as numbers, the counts of", f.of[i].unit);
    if (s == NN_OK && ends_with(out, ".safetensors") &&
        (k == K_PTH || (f.shards.count && is_bin(f.shards.items[0].name)))) {
        nn_tensor t = NN_ZERO;                          /* what loaders of PyTorch models look for */
        s = nn_tensor_scalar_text(&t, "pt", NULL, &e);
        if (s == NN_OK) s = nn_dict_put(&f.meta, "format", &t, &e);
        nn_tensor_free(&t);
    }
    kinds = (const char *)f.kinds.data;
    if (s == NN_OK && (ends_with(out, ".csv") || ends_with(out, ".jsonl"))) s = arrays_unpack(&f, &e);
    for (i = 0; s == NN_OK && i < f.d.count; i++) {
        nn_tensor *t = &f.d.items[i].value, whole = NN_ZERO;
        if (kinds) {                                    /* Python's numbers stay what they are */
            const size_t len = strlen(kinds);
            const int value = kinds[len - 1] != 't';
            kinds += len + 1;
            if (value) continue;
        }
        if (opt.dtype && is_numeric(t->dtype) && t->dtype != dt) {
            nn_tensor as = NN_ZERO;
            if (t->data) {
                if (f.of[i].where.stored) s = decode(&f, i, t, &e);
                if (s == NN_OK) s = convert_named(&f, i, 0, &as, t, dt, &e);
                if (s == NN_OK) { nn_tensor_free(t); *t = as; f.of[i].dtype = dt; f.of[i].where.stored = NULL; }
            } else { t->dtype = dt; t->itemsize = nn_dtype_size(dt); }
        } else if (pth && !t->data && !is_numeric(t->dtype) &&
                   (t->dtype == NN_UCS4 || t->dtype == NN_BYTES)) { /* part of the pickle */
            n = nn_tensor_count(t);
            if ((s = arrays_get(&f, i, 0, n, &whole, &e)) != NN_OK) break;
            whole.ndim = t->ndim;
            memcpy(whole.shape, t->shape, sizeof t->shape);
            *t = whole;
        }
    }
    o.fetch = arrays_fetch;
    o.fetch_user = &f;
    po.file = o;
    if (f.nested) { po.kinds = &f.kinds; po.separator = LEVEL; }
    if (s == NN_OK) {
        if (ends_with(out, ".npy"))
            s = f.d.count == 1 ?
                    nn_npy_write(out, &f.d.items[0].value, &o, &e) :
                    nn_error_set(&e, NN_E_ARG, "%s: holds %zu arrays, a .npy takes one: use --name", in,
                             f.d.count);
        else if (ends_with(out, ".npz")) s = nn_npz_write(out, &f.d, 0, &o, &e);
        else if (ends_with(out, ".safetensors"))
            s = nn_safetensors_write(out, &f.d, f.meta.count ? &f.meta : NULL, &o, &e);
        else if (ends_with(out, ".csv")) s = write_csv(out, &f, &e);
        else if (ends_with(out, ".jsonl")) s = write_jsonl(out, &f, &e);
        else s = nn_pth_write(out, &f.d, &po, &e);
    }
    arrays_close(&f);
    return s == NN_OK ? 0 : failed(&e);
}

/* ---- diff */
typedef struct difference {
    size_t count, first;                             /* elements that differ, the first one's number */
    double worst;
} difference;
/* |x - y| of two integers, exactly when it fits a double's 53 bits */
static double integers_apart(const nn_tensor *a, const nn_tensor *b, size_t i)
{
    int na, nb;
    uint64_t x = magnitude(a, i, &na), y = magnitude(b, i, &nb);
    if (na != nb) return (double)x + (double)y;
    return (double)(x > y ? x - y : y - x);
}
/* Are two numbers that lie `apart` equal within the tolerances? An infinity equals itself alone. */
static int within(double apart, double size)
{
    if (apart == 0) return 1;
    if (!(apart - apart == 0) || !(size - size == 0)) return 0;
    return apart <= opt.atol + opt.rtol * size;
}
/* Item i of both: 1 = equal; *apart: how far from each other. */
static int same_item(const nn_tensor *a, const nn_tensor *b, size_t i, double *apart)
{
    double x[2], y[2];
    int k, alike = 1;
    if (is_integer(a->dtype) && is_integer(b->dtype)) {
        *apart = integers_apart(a, b, i);
        return within(*apart, fabs(nn_tensor_get_f64(b, i)));
    }
    complex_of(a, i, x);
    complex_of(b, i, y);
    for (k = 0; k < 2; k++) alike = alike && (x[k] == y[k] || (x[k] != x[k] && y[k] != y[k]));
    if (alike) {
        /* a large integer against its double: equal only when the double is that integer */
        if (a->dtype != b->dtype && is_integer(a->dtype) != is_integer(b->dtype) && fabs(x[0]) >= 9007199254740992.0) {
            const nn_tensor *n = is_integer(a->dtype) ? a : b;
            int negative;
            uint64_t m = magnitude(n, i, &negative);
            if (fabs(x[0]) >= 18446744073709551616.0 || (uint64_t)fabs(x[0]) != m) {
                *apart = fabs(x[0]) >= 18446744073709551616.0 ? 1 : fabs((double)((int64_t)((uint64_t)fabs(x[0]) - m)));
                return within(*apart, fabs(y[0]));
            }
        }
        *apart = 0;
        return 1;
    }
    *apart = is_complex(a->dtype) || is_complex(b->dtype) ? hypot(x[0] - y[0], x[1] - y[1]) : fabs(x[0] - y[0]);
    return within(*apart, is_complex(b->dtype) ? hypot(y[0], y[1]) : fabs(y[0]));
}
/* the items of two pieces that begin at item `from`; what differs is added up in *d */
static void diff_piece(const nn_tensor *a, const nn_tensor *b, size_t from, difference *d)
{
    size_t i, n = nn_tensor_count(a), w = a->itemsize < b->itemsize ? a->itemsize : b->itemsize;
    int number = (is_numeric(a->dtype) || is_complex(a->dtype)) && (is_numeric(b->dtype) || is_complex(b->dtype));
    double apart = 0;
    for (i = 0; i < n; i++) {
        const char *x = (const char *)a->data + i * a->itemsize, *y = (const char *)b->data + i * b->itemsize;
        if (number ? same_item(a, b, i, &apart) : memcmp(x, y, w) == 0) continue;
        if (number && !(apart <= d->worst)) d->worst = apart;
        if (!d->count++) d->first = from + i;
    }
}
/* of directories: the file in hand, below both; it stands before a name */
static const char *diff_file;
static void say_name(const char *name)
{
    if (diff_file) {
        say(diff_file, 0);
        printf(": ");
    }
    say(name, 0);
}
static nn_status diff_array(arrays *fa, size_t i, arrays *fb, size_t j, int *differ, nn_error *e)
{
    const char *name = fa->d.items[i].name;
    const nn_tensor *a = &fa->d.items[i].value, *b = &fb->d.items[j].value;
    size_t count = nn_tensor_count(a), w = a->itemsize > b->itemsize ? a->itemsize : b->itemsize,
           n = w && w < PIECE ? PIECE / w : 1, at = 0;
    difference d = NN_ZERO;
    int number = is_numeric(a->dtype) || is_complex(a->dtype);
    char t[NN_NUM_BYTES], sa[160], sb[160];
    const char *ca = fa->of[i].where.stored, *cb = fb->of[j].where.stored;
    const char *ua = fa->of[i].unit, *ub = fb->of[j].unit;
    nn_status s = NN_OK;
    *differ = 1;
    if (ca != cb && !(ca && cb && strcmp(ca, cb) == 0)) {    /* codes against numbers: by value */
        if (ca) fa->d.items[i].value.dtype = NN_F32;
        if (cb) fb->d.items[j].value.dtype = NN_F32;
    }
    if (ua && ub && strcmp(ua, ub) != 0) {
        say_name(name);
        printf(": %s against %s\n", ua, ub);
        return NN_OK;
    }
    if (a->ndim != b->ndim || memcmp(a->shape, b->shape, a->ndim * sizeof a->shape[0]) != 0) {
        say_name(name);
        printf(": shapes differ: %s against %s\n",
               shape_text(sa, sizeof sa, a->ndim, a->shape),
               shape_text(sb, sizeof sb, b->ndim, b->shape));
        return NN_OK;
    }
    if (a->dtype != b->dtype && (!number || !(is_numeric(b->dtype) || is_complex(b->dtype)))) {
        say_name(name);
        printf(": %s against %s\n", nn_dtype_name(a->dtype), nn_dtype_name(b->dtype));
        return NN_OK;
    }
    for (; s == NN_OK && at < count; at += n) {
        nn_tensor x = NN_ZERO, y = NN_ZERO;
        if (n > count - at) n = count - at;
        s = arrays_get(fa, i, at, n, &x, e);
        if (s == NN_OK) s = arrays_get(fb, j, at, n, &y, e);
        if (s == NN_OK) diff_piece(&x, &y, at, &d);
        nn_tensor_free(&x);
        nn_tensor_free(&y);
    }
    if (s != NN_OK) return s;
    *differ = d.count || (!number && a->itemsize != b->itemsize);
    if (!*differ) return NN_OK;
    say_name(name);
    if (d.count && number) {
        nn_f64_print(t, d.worst);
        printf(": %zu of %zu elements differ, the first at %zu, worst by %s\n", d.count, count, d.first, t);
    } else if (d.count) printf(": element %zu differs\n", d.first);
    else printf(": widths differ\n");
    return NN_OK;
}
static void only_in(const char *name, const char *path)
{
    say_name(name);
    printf(": only in ");
    say(path, 0);
    printf("\n");
}
static nn_status diff_arrays(const char *pa, kind ka, const char *pb, kind kb, int *differ, nn_error *e)
{
    arrays a = NN_ZERO, b = NN_ZERO;
    int one, unread;
    size_t i, j;
    nn_status s;
    a.lenient = b.lenient = 1;                       /* the rest is compared, and then it is trouble */
    s = arrays_open(&a, pa, ka, NULL, e);
    if (s == NN_OK) s = arrays_open(&b, pb, kb, NULL, e);
    if (s == NN_OK) s = arrays_select(&a, e);
    if (s == NN_OK) s = arrays_select(&b, e);
    if (s == NN_OK) s = all_used(pb, e);
    unread = a.left.len || b.left.len;
    one = a.d.count == 1 && b.d.count == 1 && !unread;   /* single arrays need not share a name */
    for (i = 0; s == NN_OK && i < a.d.count; i++) {
        j = one ? 0 : entry(&b.d, a.d.items[i].name);
        if (j == b.d.count && is_left(&b.left, a.d.items[i].name)) continue;
        if (j == b.d.count) { only_in(a.d.items[i].name, pa); *differ = 1; }
        else { int d; s = diff_array(&a, i, &b, j, &d, e); *differ |= s == NN_OK && d; }
        if (one) break;
    }
    for (i = 0; s == NN_OK && !one && i < b.d.count; i++)
        if (!nn_dict_get(&a.d, b.d.items[i].name) && !is_left(&a.left, b.d.items[i].name)) {
            only_in(b.d.items[i].name, pb);
            *differ = 1;
        }
    if (s == NN_OK && unread) {
        say_left(&a, stderr, NULL);
        say_left(&b, stderr, NULL);
        if (!*differ)
            s = nn_error_set(e, NN_E_UNSUPPORTED, "%s: no difference in what was read, but not all could be read",
                             a.left.len ? pa : pb);
    }
    arrays_close(&a);
    arrays_close(&b);
    return s;
}
/* ---- trees: JSON and YAML, by key and by place, numbers by value */
typedef struct tree_diff {
    nn_buf name;                                     /* of the place in hand: a.b.0 */
    const char *pa, *pb;
    int differ;
    nn_error *e;
} tree_diff;
static int by_key(const void *a, const void *b)
{
    const nn_json *x = *(const nn_json *const *)a, *y = *(const nn_json *const *)b;
    const size_t n = x->key_len < y->key_len ? x->key_len : y->key_len;
    const int c = memcmp(x->key, y->key, n);
    return c ? c : x->key_len < y->key_len ? -1 : x->key_len > y->key_len;
}
/* the members of v, sorted by key; NULL: no memory */
static const nn_json **members_of(const nn_json *v)
{
    const nn_json **list = (const nn_json **)malloc((v->n + 1) * sizeof *list), *c;
    size_t n = 0;
    if (!list) return NULL;
    for (c = v->v.first; c; c = c->next) list[n++] = c;
    if (n) qsort((void *)list, n, sizeof *list, by_key);
    return list;
}
static nn_tensor number_of(const nn_json *v)
{
    const nn_dtype of_uint = v->type == NN_JSON_UINT ? NN_U64 : NN_F64;
    return nn_tensor_view((void *)(uintptr_t)&v->v, v->type == NN_JSON_INT ? NN_I64 : of_uint, 0, NULL);
}
static int is_number(const nn_json *v)
{
    return v->type == NN_JSON_INT || v->type == NN_JSON_UINT || v->type == NN_JSON_REAL;
}
static void tree_line(tree_diff *t, const nn_json *a, const nn_json *b)
{
    t->differ = 1;
    say_name(t->name.len ? (const char *)t->name.data : "(the whole)");
    if (!a || !b) {
        printf(": only in ");
        say(a ? t->pa : t->pb, 0);
    } else {
        printf(": ");
        say_value(a);
        printf(" against ");
        say_value(b);
    }
    printf("\n");
}
static nn_status trees_differ(tree_diff *t, const nn_json *a, const nn_json *b);
/* the member or item of both at that place; one of them may be missing */
static nn_status parts_differ(tree_diff *t, const char *key, size_t n, const nn_json *a, const nn_json *b)
{
    const size_t had = t->name.len;
    nn_status s = NN_OK;
    if (had) {
        t->name.data[had - 1] = '.';                     /* over the NUL */
        s = nn_buf_put(&t->name, key, n, t->e);
    } else s = nn_buf_put(&t->name, key, n, t->e);
    if (s == NN_OK) s = nn_buf_put(&t->name, "", 1, t->e);
    if (s != NN_OK) return s;
    if (a && b) s = trees_differ(t, a, b);
    else tree_line(t, a, b);
    t->name.len = had;
    if (had) t->name.data[had - 1] = 0;
    return s;
}
static nn_status trees_differ(tree_diff *t, const nn_json *a, const nn_json *b)
{
    nn_status s = NN_OK;
    double apart;
    char digits[NN_NUM_BYTES];
    if (is_number(a) && is_number(b)) {
        const nn_tensor x = number_of(a), y = number_of(b);
        if (!same_item(&x, &y, 0, &apart)) tree_line(t, a, b);
        return s;
    }
    if (a->type != b->type) { tree_line(t, a, b); return s; }
    if (a->type == NN_JSON_OBJECT) {
        const nn_json **x = members_of(a), **y = members_of(b);
        size_t i = 0, k = 0;
        if (!x || !y) s = no_memory(t->e);
        while (s == NN_OK && (i < a->n || k < b->n)) {
            const int c = i == a->n ? 1 : k == b->n ? -1 : by_key(x + i, y + k);
            const nn_json *m = c > 0 ? y[k] : x[i];
            s = parts_differ(t, m->key, m->key_len, c > 0 ? NULL : x[i], c < 0 ? NULL : y[k]);
            i += c <= 0;
            k += c >= 0;
        }
        free((void *)x);
        free((void *)y);
    } else if (a->type == NN_JSON_ARRAY) {
        const nn_json *x = a->v.first, *y = b->v.first;
        size_t i;
        for (i = 0; s == NN_OK && (x || y); i++) {
            s = parts_differ(t, digits, nn_u64_print(digits, i), x, y);
            if (x) x = x->next;
            if (y) y = y->next;
        }
    } else if (a->type == NN_JSON_STRING ? a->n != b->n || memcmp(a->v.s, b->v.s, a->n) != 0 :
               a->type == NN_JSON_BOOL && (a->v.i != 0) != (b->v.i != 0)) tree_line(t, a, b);
    return s;
}
static nn_status diff_trees(const char *pa, kind ka, const char *pb, kind kb, int *differ, nn_error *e)
{
    nn_arena x = NN_ZERO, y = NN_ZERO;
    nn_json *a, *b;
    nn_yaml_warning *warn = NULL;
    tree_diff t = NN_ZERO;
    nn_status s;
    t.pa = pa;
    t.pb = pb;
    t.e = e;
    s = read_tree(&a, &x, pa, ka, &warn, e);
    if (s == NN_OK) { print_warnings(pa, warn); warn = NULL; s = read_tree(&b, &y, pb, kb, &warn, e); }
    if (s == NN_OK) { print_warnings(pb, warn); s = trees_differ(&t, a, b); }
    *differ |= t.differ;
    nn_arena_free(&x);
    nn_arena_free(&y);
    nn_buf_free(&t.name);
    return s;
}
/* files that hold neither arrays nor trees, in directories: the same bytes? */
static nn_status diff_bytes(const char *pa, const char *pb, int *differ, nn_error *e)
{
    nn_reader *a = NULL, *b = NULL;
    const unsigned char *p, *q;
    size_t n = 1, m = 1;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    o.raw = 1;
    s = nn_reader_open(&a, pa, &o, e);
    if (s == NN_OK) s = nn_reader_open(&b, pb, &o, e);
    while (s == NN_OK && n && m) {
        s = nn_reader_peek(a, 1, &p, &n, e);
        if (s == NN_OK) s = nn_reader_peek(b, 1, &q, &m, e);
        if (s != NN_OK || !n || !m) break;
        if (n > m) n = m;
        if (memcmp(p, q, n) != 0) break;
        nn_reader_take(a, n);
        nn_reader_take(b, n);
    }
    if (s == NN_OK && (n || m)) {
        *differ = 1;
        say(diff_file ? diff_file : pa, 0);
        printf(": bytes differ, from byte %llu on\n", (unsigned long long)nn_reader_tell(a));
    }
    nn_reader_close(a);
    nn_reader_close(b);
    return s;
}
static kinds_seen diff_seen;
static int no_arrays_in(kind k) { return k == K_EVENTS || k == K_GZ || k == K_NONE; }
/* Two files: 0, 1 or 2 as the command's end */
static int diff_files(const char *pa, const char *pb)
{
    nn_error e = NN_ZERO;
    kind k = K_NONE, kb = K_NONE;
    int differ = 0;
    nn_status s = detect(pa, &k, &e), q = s;
    if (s == NN_OK || diff_file) q = detect(pb, &kb, s == NN_OK ? &e : NULL);
    diff_seen.csv |= k == K_CSV || kb == K_CSV;
    diff_seen.tree |= is_tree(k);
    diff_seen.arrays |= !is_tree(k) && !no_arrays_in(k);
    if (diff_file && (((s == NN_E_UNSUPPORTED || q == NN_E_UNSUPPORTED) && !opt.as) || no_arrays_in(k) ||
                      no_arrays_in(kb) || is_prose(pa, k) || is_prose(pb, kb) ||
                      is_tree(k) != is_tree(kb))) {
        memset(&e, 0, sizeof e);
        s = diff_bytes(pa, pb, &differ, &e);
    } else if (s != NN_OK || q != NN_OK) s = s == NN_OK ? q : s;
    else if (!diff_file && is_idle(pb, k == K_CSV || kb == K_CSV, is_tree(k))) return 2;
    else if (is_tree(k) && is_tree(kb)) {
        if (!diff_file && (cannot_select(pa, k))) return 2;
        s = diff_trees(pa, k, pb, kb, &differ, &e);
    } else s = diff_arrays(pa, k, pb, kb, &differ, &e);
    if (s == NN_OK) return differ;
    (void)failed(&e);
    return 2;
}
/* two directories, by the names below them */
static int diff_folders(const char *pa, const char *pb)
{
    paths a = NN_ZERO, b = NN_ZERO;
    nn_error e = NN_ZERO;
    const size_t na = strlen(pa) + (pa[strlen(pa) - 1] != '/'), nb = strlen(pb) + (pb[strlen(pb) - 1] != '/');
    size_t i = 0, k = 0;
    int worst = 0;
    nn_status s = paths_walk(&a, pa, 0, &e);
    if (s == NN_OK) s = paths_walk(&b, pb, 0, &e);
    if (a.n) qsort((void *)a.v, a.n, sizeof *a.v, by_name);
    if (b.n) qsort((void *)b.v, b.n, sizeof *b.v, by_name);
    many = 1;
    while (s == NN_OK && (i < a.n || k < b.n)) {
        const int c = i == a.n ? 1 : k == b.n ? -1 : strcmp(a.v[i] + na, b.v[k] + nb);
        int rc = 1;
        diff_file = NULL;
        if (c < 0) only_in(a.v[i] + na, pa);
        else if (c > 0) only_in(b.v[k] + nb, pb);
        else {
            diff_file = a.v[i] + na;
            rc = diff_files(a.v[i], b.v[k]);
        }
        if (rc > worst) worst = rc;
        i += c <= 0;
        k += c >= 0;
    }
    diff_file = NULL;
    many = 0;
    if (s == NN_OK) s = all_used(pa, &e);
    if (s != NN_OK) { (void)failed(&e); worst = 2; }
    else if (is_idle(pa, diff_seen.csv, diff_seen.tree)) worst = 2;
    paths_free(&a);
    paths_free(&b);
    return worst;
}
static int cmd_diff(const char *pa, const char *pb)
{
    nn_error e = NN_ZERO;
    const int folders = is_folder(pa) + is_folder(pb);
    if (folders == 2) return diff_folders(pa, pb);
    if (!folders) return diff_files(pa, pb);
    (void)nn_error_set(&e, NN_E_ARG, "%s: is a directory, %s is none",
                       folders && is_folder(pa) ? pa : pb, is_folder(pa) ? pb : pa);
    (void)failed(&e);
    return 2;
}

int main(int argc, char **argv)
{
    int rc = nn_app_begin(&app, &program, &opt, argc, argv);
    const char *second;
    int named;
    static const int ends[] = { SIGINT, SIGTERM,
#ifdef SIGHUP
        SIGHUP
#endif
    };
    static const char *const choosers[] = { "only", "strip", "rename" };
    const size_t *const chosen[] = { &opt.only.n, &opt.strip.n, &opt.rename.n };
    size_t i;
    if (rc < 0) {
        for (i = 0; i < sizeof ends / sizeof *ends; i++)
            if (signal(ends[i], on_signal) == SIG_IGN) (void)signal(ends[i], SIG_IGN);
#ifdef SIGXFSZ
        (void)signal(SIGXFSZ, SIG_IGN);                  /* a write beyond a limit is then an error
                                                            like a full disk */
#endif
        second = app.n_args > 1 ? app.args[1] : NULL;
        if (opt.delim && strcmp(opt.delim, "blanks") != 0 && strcmp(opt.delim, "\\t") != 0 &&
            (strlen(opt.delim) != 1 || strchr("\"\r\n", *opt.delim)))
            return nn_app_usage(&app, "--delim: expected one character, \\t or blanks, got '%s'",
                                opt.delim);
        named = second && (app.command == JSON || (app.command == SHOW && app.n_args == 2 && !is_there(second)));
        if (selects() && (named || opt.name))
            return nn_app_usage(&app, "--%s: has no effect beside %s: give the name to --only",
                                opt.only.n ? "only" : opt.strip.n ? "strip" : "rename", opt.name ? "--name" : "NAME");
        if (opt.comment && (strlen(opt.comment) != 1 || strchr("\"\r\n", *opt.comment)))
            return nn_app_usage(&app, "--comment: expected one character, got '%s'", opt.comment);
        for (i = 0; i < 3; i++)
            if (nn_app_given(&app, choosers[i]) && !*chosen[i])
                return nn_app_usage(&app, "--%s: expected a name", choosers[i]);
        for (i = 0; i < opt.rename.n; i++)
            if (strchr(opt.rename.v[i], '=') == NULL || *opt.rename.v[i] == '=')
                return nn_app_usage(&app, "--rename: expected OLD=NEW, got '%s'", opt.rename.v[i]);
        switch (app.command) {
        case SHOW: rc = cmd_show(); break;
        case JSON: rc = cmd_json(app.args[0], second); break;
        case CHECK: rc = cmd_check(); break;
        case CONVERT: rc = cmd_convert(app.args[0], second); break;
        default: rc = cmd_diff(app.args[0], second); break;
        }
        nn_reader_close(piped);
        nn_arena_free(&labels);
        free(word_used);
        (void)nn_app_finish(&app, NULL);
    }
    if ((ferror(stdout) | fflush(stdout)) && !output_failed) {
        nn_error e = NN_ZERO;
        (void)stdout_failed(&e);
        rc = failed(&e);
        if (app.command == DIFF) rc = 2;
    }
    return rc;
}
