/* nn_fmt.h - v0.1.0 - the door: bytes to values and back, in plain C99
 *
 * DOES      Reads and writes numbers, CSV, JSON, JSONL, YAML, NPY, NPZ, IDX, DEFLATE/zlib/gzip, .pth, safetensors,
 *           TensorBoard events and PNG; atomic files, journals, locks. Every reader treats its input as hostile.
 * DOES NOT  Know networks (nn_mlp.h), print, exit, execute anything from a file, or keep global state.
 * NEEDS     nn_tensor.h and -lm; POSIX file calls where there are any, stdio elsewhere.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_fmt.h"
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [IO] [NUM] [CSV] [JSON] [YAML] [DEFLATE] [ZIP] [NPY] [PTH] [SAFETENSORS] [EVENTS] [PNG]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_FMT_H_INCLUDED
#define NN_FMT_H_INCLUDED
#include "nn_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [IO] files: the replaceable system table, whole files, atomic writing, journals, locks  */
#define NN_MAX_PATH_BYTES 4096             /* longest path accepted, with its NUL                    */
#define NN_MAX_FILE_READ  ((uint64_t)1 << 31)  /* default limit of nn_file_read, in bytes            */

/* What the library asks of the system. Pass a copy of nn_io_system() with functions replaced to inject faults or to
 * stand on something else. Every function returns 0 or an errno value; h is whatever `open` made. */
typedef enum nn_io_mode {
    NN_IO_READ = 0,
    NN_IO_CREATE,                          /* new file for writing; EEXIST when there is one         */
    NN_IO_APPEND,                          /* writes go to the end; created when absent              */
    NN_IO_LOCKFILE                         /* read and write, created when absent, never cut         */
} nn_io_mode;
typedef struct nn_io_info { uint64_t size; int is_dir, is_file; unsigned perm; } nn_io_info;
typedef struct nn_io {
    int (*open)    (void *user, intptr_t *h, const char *path, nn_io_mode mode, unsigned perm);
    int (*read)    (void *user, intptr_t h, void *buf, size_t n, size_t *done);        /* may be short; done 0 = end */
    int (*write)   (void *user, intptr_t h, const void *buf, size_t n, size_t *done);  /* may be short               */
    int (*seek)    (void *user, intptr_t h, uint64_t offset);                          /* from the start             */
    int (*sync)    (void *user, intptr_t h);                                           /* to the disk; never retried */
    int (*close)   (void *user, intptr_t h);
    int (*lock)    (void *user, intptr_t h);                                           /* exclusive, does not wait: EAGAIN when held */
    int (*info_of) (void *user, intptr_t h, nn_io_info *out);
    int (*info)    (void *user, const char *path, nn_io_info *out);
    int (*rename)  (void *user, const char *from, const char *to);                     /* replaces `to`, atomically  */
    int (*remove)  (void *user, const char *path);
    int (*mkdir)   (void *user, const char *path);
    int (*sync_dir)(void *user, const char *path);
    int (*list)    (void *user, const char *path, int (*each)(void *ctx, const char *name), void *ctx);   /* each: non-zero stops, is returned */
    int (*map)     (void *user, intptr_t h, size_t size, void **p);                    /* whole file, read-only      */
    int (*unmap)   (void *user, void *p, size_t size);
    void *user;
} nn_io;
/* nn_io_system: the table of this system: POSIX calls where there are any, stdio elsewhere (then no sync, lock, list, map). */
NN_DEF const nn_io *nn_io_system(void);
/* nn_errno_text: a constant text for an errno value, without strerror's shared buffer; "system error" when it is not in our list. */
NN_DEF const char *nn_errno_text(int e);

/* Options of everything that opens a file; NULL or zeroed = defaults. */
typedef struct nn_file_opts {
    const nn_io *io;                       /* NULL = nn_io_system()                                  */
    nn_alloc     alloc;                    /* all zero = libc                                        */
    uint64_t     limit;                    /* refuse more bytes than this (after gunzip); 0 = the function's default */
    int          raw;                      /* readers: 1 = do not gunzip                             */
    int          gzip;                     /* writers: 1..9 = write gzip at that level               */
    int          no_sync;                  /* writers: 1 = leave flushing to the system (tests, scratch files) */
    const char  *name;                     /* what messages call the input; NULL = the path          */
} nn_file_opts;

/* A growable run of bytes. Zero it, set alloc and limit if wanted. data[len] is always 0 once anything was put, so text
 * can be used as a C string. */
typedef struct nn_buf { unsigned char *data; size_t len, room; size_t limit; nn_alloc alloc; } nn_buf;
NN_DEF nn_status nn_buf_put(nn_buf *b, const void *p, size_t n, nn_error *err);
NN_DEF nn_status nn_buf_text(nn_buf *b, const char *s, nn_error *err);
/* nn_buf_reserve: room for n more bytes (and the NUL) behind data[len]; the caller writes them and adds to len. */
NN_DEF nn_status nn_buf_reserve(nn_buf *b, size_t n, nn_error *err);
NN_DEF void nn_buf_free(nn_buf *b);

/* nn_file_read: the whole file (gunzipped when its content says so, unless opts->raw) appended to *out.
 * limit 0 = NN_MAX_FILE_READ. path "-" = standard input. On failure out->len is as before. */
NN_DEF nn_status nn_file_read(nn_buf *out, const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_file_write: n bytes as the whole new content of path, atomically (nn_writer). */
NN_DEF nn_status nn_file_write(const char *path, const void *data, size_t n, const nn_file_opts *opts, nn_error *err);
NN_DEF int       nn_file_exists(const char *path, const nn_file_opts *opts);           /* 1 = a file or folder is there */
NN_DEF nn_status nn_file_size(uint64_t *size, const char *path, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_file_remove(const char *path, const nn_file_opts *opts, nn_error *err);   /* absent is NN_OK */
/* nn_dir_make: path and every missing parent (mkdir -p). */
NN_DEF nn_status nn_dir_make(const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_dir_list: names in a folder (not . and ..), sorted bytewise, as NUL-terminated strings one after another in *out; *count of them. */
NN_DEF nn_status nn_dir_list(nn_buf *out, size_t *count, const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_dir_clean: remove what killed writers left (names that contain ".nntmp-"); call it while holding the folder's lock. */
NN_DEF nn_status nn_dir_clean(const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_path_join: "dir/name" into buf [cap]; name alone when dir is empty or "."; NN_E_LIMIT when it does not fit. */
NN_DEF nn_status nn_path_join(char *buf, size_t cap, const char *dir, const char *name, nn_error *err);

/* A buffered reader over a file, standard input ("-") or memory; gzip content (also several members in a row) is
 * inflated on the way unless opts->raw. Offsets count the bytes delivered, after gunzip. limit 0 = none. */
typedef struct nn_reader nn_reader;
NN_DEF nn_status nn_reader_open(nn_reader **r, const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_reader_memory: reads bytes of the caller's, which must stay until nn_reader_close. */
NN_DEF nn_status nn_reader_memory(nn_reader **r, const void *data, size_t n, const nn_file_opts *opts, nn_error *err);
NN_DEF void      nn_reader_close(nn_reader *r);                                        /* NULL is fine */
NN_DEF const char *nn_reader_name(const nn_reader *r);                                 /* for messages; lives as long as r */
/* nn_reader_read: up to n bytes; *got < n only at the end of the data. */
NN_DEF nn_status nn_reader_read(nn_reader *r, void *buf, size_t n, size_t *got, nn_error *err);
/* nn_reader_peek: *p points at the next *n bytes, without consuming them; at least `want` (>= 1) unless the data end
 * before. The pointer holds until the next call. The buffer grows to `want`. nn_reader_take consumes n <= what was peeked. */
NN_DEF nn_status nn_reader_peek(nn_reader *r, size_t want, const unsigned char **p, size_t *n, nn_error *err);
NN_DEF void      nn_reader_take(nn_reader *r, size_t n);
NN_DEF uint64_t  nn_reader_tell(const nn_reader *r);                                   /* bytes consumed so far */
/* nn_reader_read_at: exactly n bytes from offset; short data are NN_E_FORMAT. nn_reader_seek: continue from there.
 * Both NN_E_UNSUPPORTED on gzip and on pipes. nn_reader_size: 1 and *size when known beforehand (not gzip, not a pipe), else 0. */
NN_DEF nn_status nn_reader_read_at(nn_reader *r, uint64_t offset, void *buf, size_t n, nn_error *err);
NN_DEF nn_status nn_reader_seek(nn_reader *r, uint64_t offset, nn_error *err);
NN_DEF int       nn_reader_size(const nn_reader *r, uint64_t *size);

/* An atomic writer: bytes go to a temporary name in the folder of `path`; nn_writer_commit flushes them to disk and
 * renames, so that a reader sees the old file or the new one. path "-" = standard output (then nothing is atomic). */
typedef struct nn_writer nn_writer;
NN_DEF nn_status nn_writer_open(nn_writer **w, const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_writer_memory: the same calls into *out, which commit completes and abort cuts back. */
NN_DEF nn_status nn_writer_memory(nn_writer **w, nn_buf *out, const nn_file_opts *opts, nn_error *err);
/* nn_writer_put: n bytes, buffered. After a failure the writer only fails; abort it. */
NN_DEF nn_status nn_writer_put(nn_writer *w, const void *data, size_t n, nn_error *err);
NN_DEF nn_status nn_writer_text(nn_writer *w, const char *s, nn_error *err);
NN_DEF uint64_t  nn_writer_tell(const nn_writer *w);                                   /* bytes put so far (before gzip) */
/* nn_writer_patch: overwrite n bytes at an offset already written; not with gzip, not on standard output. */
NN_DEF nn_status nn_writer_patch(nn_writer *w, uint64_t offset, const void *data, size_t n, nn_error *err);
/* nn_writer_commit: write all, fsync, close, rename, fsync the folder; w is gone in every case, the temporary too on failure. */
NN_DEF nn_status nn_writer_commit(nn_writer *w, nn_error *err);
NN_DEF void      nn_writer_abort(nn_writer *w);                                        /* NULL is fine */

/* An append-only file: one write() per nn_append_put, so that a killed process leaves whole records and at most one torn
 * one at the end. keep: the bytes known to be good (UINT64_MAX = all): more are cut off on open, fewer are NN_E_FORMAT. */
typedef struct nn_append nn_append;
NN_DEF nn_status nn_append_open(nn_append **a, const char *path, uint64_t keep, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_append_put(nn_append *a, const void *data, size_t n, nn_error *err);
NN_DEF nn_status nn_append_sync(nn_append *a, nn_error *err);                          /* to the disk; after a failure: give up, never retry */
NN_DEF uint64_t  nn_append_size(const nn_append *a);
NN_DEF nn_status nn_append_close(nn_append *a, nn_error *err);                         /* syncs; a is gone in every case; NULL is fine */

/* A journal: text records (no newline inside), one line each, "CCCCCCCC text\n" with the CRC-32C of the text in hex.
 * nn_journal_open reads what is there, hands every whole record to `each` (may be NULL; a status other than NN_OK stops
 * and is returned), cuts a torn last line, and refuses (NN_E_FORMAT, line named) a damaged one before it. */
typedef struct nn_journal nn_journal;
NN_DEF nn_status nn_journal_open(nn_journal **j, const char *path, nn_status (*each)(void *ctx, const char *text, size_t n), void *ctx,
                                 const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_journal_put(nn_journal *j, const char *text, size_t n, nn_error *err);
NN_DEF nn_status nn_journal_sync(nn_journal *j, nn_error *err);
NN_DEF nn_status nn_journal_close(nn_journal *j, nn_error *err);

/* A lock on a folder (file ".lock" in it), held until closed or until the process dies. NN_E_IO "locked by process N". */
typedef struct nn_lock nn_lock;
NN_DEF nn_status nn_lock_open(nn_lock **l, const char *dir, const nn_file_opts *opts, nn_error *err);
NN_DEF void      nn_lock_close(nn_lock *l);

/* Checksums. crc and adler: start with 0 and 1, feed in pieces. */
NN_DEF uint32_t nn_crc32 (uint32_t crc, const void *data, size_t n);                   /* zip, gzip, PNG: 0xEDB88320 */
NN_DEF uint32_t nn_crc32c(uint32_t crc, const void *data, size_t n);                   /* TensorBoard, journals: 0x82F63B78 */
NN_DEF uint32_t nn_adler32(uint32_t adler, const void *data, size_t n);                /* zlib */
typedef struct nn_sha256 { uint32_t h[8]; uint64_t n; unsigned char block[64]; } nn_sha256;   /* FIPS 180-4 */
NN_DEF void nn_sha256_init(nn_sha256 *s);
NN_DEF void nn_sha256_put (nn_sha256 *s, const void *data, size_t n);
NN_DEF void nn_sha256_hex (nn_sha256 *s, char hex[65]);                                /* ends the sum; 64 digits and a NUL */
/* nn_dict_sha256: names, dtypes, shapes and bytes of every tensor in order: the hash the programs print for weights. */
NN_DEF void nn_dict_sha256(const nn_dict *d, char hex[65]);
NN_DEF nn_status nn_file_sha256(char hex[65], const char *path, const nn_file_opts *opts, nn_error *err);   /* the file's own bytes */

/* ==== [NUM] numbers: exact text to double/float and back ================= */
/* Correctly rounded both ways, independent of the locale; text is ASCII. */
#define NN_NUM_BYTES 32   /* holds whatever nn_f64_print, nn_f32_print, nn_i64_print, nn_u64_print write, with its NUL */

/* nn_f64_parse: the longest number at the start of s[0..n): [+-] digits [. digits] [e [+-] digits], digits on at least one
 * side of the point; or inf, infinity, nan in any case. Returns the bytes used, 0 when there is no number. Rounded to
 * nearest even whatever the length; beyond the range: infinity, below it: 0 (with the sign).
 * nn_f32_parse rounds the text to float directly, never through double. */
NN_DEF size_t nn_f64_parse(const char *s, size_t n, double *out);
NN_DEF size_t nn_f32_parse(const char *s, size_t n, float *out);
/* nn_i64_parse, nn_u64_parse: [+-] digits; returns the bytes used; 0 when there are no digits or the value does not fit. */
NN_DEF size_t nn_i64_parse(const char *s, size_t n, int64_t *out);
NN_DEF size_t nn_u64_parse(const char *s, size_t n, uint64_t *out);

/* nn_f64_print: the shortest text that reads back as v, of those the closest, in the layout of Python's repr: "0.1", "1.0",
 * "1e+16", "1e-05", "nan", "inf", "-inf". nn_f32_print: shortest for a float (0.1f gives "0.1").
 * buf [NN_NUM_BYTES]; terminated; the length is returned. */
NN_DEF size_t nn_f64_print(char *buf, double v);
NN_DEF size_t nn_f32_print(char *buf, float v);
NN_DEF size_t nn_i64_print(char *buf, int64_t v);
NN_DEF size_t nn_u64_print(char *buf, uint64_t v);

/* nn_f64_round: v rounded to `decimals` (0..300) places after the point: the nearest decimal to v's exact value, ties to the
 * even digit, then the double nearest to that: Python's round(v, decimals), so that nn_f64_print shows at most that many
 * places. inf and nan pass. nn_f64_fixed: the same digits as text with exactly that many places ("%.*f"), into
 * buf [cap], always terminated when cap > 0; returns the length needed, as snprintf does. */
NN_DEF double nn_f64_round(double v, int decimals);
NN_DEF size_t nn_f64_fixed(char *buf, size_t cap, double v, int decimals);

/* ==== [CSV] comma-separated tables ======================================= */
/* RFC 4180 as pandas.read_csv takes it: BOM dropped; rows end in LF, CRLF or CR; blank lines skipped; quotes open only at the
 * start of a field, "" inside them is one quote, text after the closing quote is appended; short rows are filled with
 * missing cells; duplicate names become a, a.1, a.2, empty ones "Unnamed: 0". A cell (quoted too) that is one of
 * pandas' missing words ("", NA, N/A, NaN, nan, null, NULL, None, <NA>, #N/A, n/a, -nan, ...) is missing. Types per column,
 * the first that fits every cell: int64, uint64, float64, bool (True TRUE true / False FALSE false), text; integers with a
 * missing cell become float64 (missing = NaN), bools with one become text. Spaces around a number are ignored.
 * Stricter than pandas: a row longer than the header is always an error (pandas makes an index when every row is). */
#define NN_CSV_MAX_COLUMNS  ((size_t)1 << 20)
#define NN_CSV_MAX_FIELD    ((size_t)64 << 20)   /* bytes of one record when streaming */

typedef struct nn_csv_desc {
    char   delim;              /* 0 = ','                                                                   */
    int    blanks;             /* 1 = fields are separated by runs of spaces and tabs (UCI files), no quotes  */
    int    no_header;          /* 1 = the first record is data; names are "0", "1", ...                     */
    int    no_quotes;          /* 1 = a quote is an ordinary byte                                           */
    int    skip_space;         /* 1 = spaces after a delimiter are dropped (pandas skipinitialspace)         */
    int    keep_blank;         /* 1 = a blank line is a record of one empty field                           */
    int    all_text;           /* 1 = no inference and no missing words: every column is text               */
    int    no_missing_words;   /* 1 = only the empty cell (and `missing`) is missing                        */
    const char *missing;       /* one more missing word, such as "?"; NULL = none                           */
    char   comment;            /* lines that start with it are skipped; 0 = none                            */
    size_t skip_lines;         /* lines before the header                                                   */
    size_t max_rows;           /* 0 = all                                                                   */
    const nn_dtype *types;     /* [n_types] per column: NN_I64, NN_U64, NN_F64, NN_BOOL, NN_BYTES (text), or */
    size_t n_types;            /*   NN_DTYPE_NONE = infer; a cell that does not fit is an error             */
} nn_csv_desc;

/* One column. Numbers and bools: values is [rows] of NN_I64, NN_U64, NN_F64 or NN_BOOL. Text: values is NN_U64 [rows],
 * private; read it with nn_table_text. */
typedef struct nn_column {
    char     *name;            /* unique in the table */
    int       is_text;
    nn_tensor values;
    size_t    missing;         /* cells that are missing */
    nn_buf    text;
} nn_column;
typedef struct nn_table {
    nn_column *columns;        /* [cols] */
    size_t cols, rows;
    nn_alloc alloc;
} nn_table;
NN_DEF void nn_table_free(nn_table *t);
/* nn_table_find: the column of that name, or NULL. */
NN_DEF nn_column *nn_table_find(const nn_table *t, const char *name);
/* nn_table_text: cell `row` of a text column: pointer (NUL-terminated) and length; NULL when it is missing (then *n = 0). */
NN_DEF const char *nn_table_text(const nn_column *c, size_t row, size_t *n);
/* nn_table_codes: a column as categories: codes [rows] i64 (-1 = missing) into the sorted distinct values; names [k] NN_UCS4
 * (numbers as they print). NN_E_LIMIT above 65,536 categories. */
NN_DEF nn_status nn_table_codes(nn_tensor *codes, nn_tensor *names, const nn_column *c, const nn_alloc *alloc, nn_error *err);

/* nn_csv_read: a whole table. d NULL = defaults. *t must be zeroed or freed; on failure it is untouched. Errors name
 * file, line, column and value: "iris.csv:41:7: column 'petal_w': expected a number, got 'n/a'". Memory is bounded by
 * 32 times the text + 1 MiB: padding beyond that (a wide header over short rows) is NN_E_LIMIT. */
NN_DEF nn_status nn_csv_read(nn_table *t, const char *path, const nn_csv_desc *d, const nn_file_opts *opts, nn_error *err);
/* nn_csv_parse: the same from memory; opts->name (may be NULL) is what messages call it. */
NN_DEF nn_status nn_csv_parse(nn_table *t, const void *text, size_t n, const nn_csv_desc *d, const nn_file_opts *opts, nn_error *err);

/* The shortest way from a file to a model: every column but the label as one dense matrix. */
typedef struct nn_xy_desc {
    nn_csv_desc csv;
    nn_dtype    dtype;         /* of x: NN_F32 (0 = default; rounded directly from the text) or NN_F64        */
    const char *label;         /* name of the label column; NULL = the last one                              */
    int         no_label;      /* 1 = every column is x                                                      */
    int         allow_missing; /* 1 = missing cells of x become NaN; 0 = they are errors                     */
    int         allow_nonfinite; /* 1 = inf and nan in x and in a real-valued label are taken; 0 = they are errors */
} nn_xy_desc;
typedef struct nn_xy {
    nn_tensor x;               /* [n,d]                                                                      */
    nn_tensor y;               /* [n] i64 when every label is an integer, f64 when numbers, i64 codes when text; empty without */
    nn_tensor classes;         /* text labels: [k] NN_UCS4, sorted; else empty                               */
    char    **names;           /* [d] column names of x                                                      */
    char     *label;           /* name of the label column, NULL without                                     */
    nn_alloc  alloc;
} nn_xy;
NN_DEF nn_status nn_csv_read_xy(nn_xy *out, const char *path, const nn_xy_desc *d, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_csv_parse_xy(nn_xy *out, const void *text, size_t n, const nn_xy_desc *d, const nn_file_opts *opts, nn_error *err);
NN_DEF void nn_xy_free(nn_xy *m);

/* Streaming, in memory bounded by the longest record. nn_csv_open reads the header; "-" = standard input. */
typedef struct nn_csv nn_csv;
typedef struct nn_csv_field { const char *s; size_t n; int quoted; size_t col; } nn_csv_field;   /* s is not terminated; col from 1 */
NN_DEF nn_status nn_csv_open(nn_csv **r, const char *path, const nn_csv_desc *d, const nn_file_opts *opts, nn_error *err);
NN_DEF void nn_csv_close(nn_csv *r);                                                     /* NULL is fine */
NN_DEF size_t nn_csv_columns(const nn_csv *r);
NN_DEF const char *nn_csv_name(const nn_csv *r, size_t column);
NN_DEF size_t nn_csv_line(const nn_csv *r);                                              /* line of the record read last, from 1 */
/* nn_csv_row: the next record as raw fields (unquoted, nothing padded), valid until the next call; *n = 0 at the end. A
 * record longer than the header is NN_E_FORMAT. */
NN_DEF nn_status nn_csv_row(nn_csv *r, const nn_csv_field **fields, size_t *n, nn_error *err);
/* nn_csv_next: up to max_rows records as a table; t->rows = 0 at the end. *t is freed and filled anew. Types are inferred on
 * the first batch (or given) and then stay: a later cell that does not fit is an error; missing cells after a first batch
 * of integers too. */
NN_DEF nn_status nn_csv_next(nn_csv *r, size_t max_rows, nn_table *t, nn_error *err);

/* Writing: text as pandas' to_csv(index=False) makes it for the same values: '\n' ends, quotes only where needed, shortest
 * round-trip numbers, missing and NaN empty, True/False. */
typedef struct nn_csv_writer { nn_writer *w; nn_buf buf; size_t column, columns; char delim; nn_status status; } nn_csv_writer;
/* nn_csv_begin: rows go to w (nn_writer_open ...), which stays the caller's. columns = cells per row. delim 0 = ','. */
NN_DEF nn_status nn_csv_begin(nn_csv_writer *c, nn_writer *w, size_t columns, char delim, const nn_alloc *alloc, nn_error *err);
/* Cells, left to right; the row ends with its last cell. A failure sticks and is told by nn_csv_end. */
NN_DEF void nn_csv_put_text(nn_csv_writer *c, const char *s, size_t n);
NN_DEF void nn_csv_put_str (nn_csv_writer *c, const char *s);
NN_DEF void nn_csv_put_f64 (nn_csv_writer *c, double v);
NN_DEF void nn_csv_put_f32 (nn_csv_writer *c, float v);
NN_DEF void nn_csv_put_i64 (nn_csv_writer *c, int64_t v);
NN_DEF void nn_csv_put_u64 (nn_csv_writer *c, uint64_t v);
NN_DEF void nn_csv_put_bool(nn_csv_writer *c, int v);
NN_DEF void nn_csv_put_missing(nn_csv_writer *c);
NN_DEF void nn_csv_put_elem(nn_csv_writer *c, const nn_tensor *t, size_t i);             /* element i, by its dtype */
/* nn_csv_put_f64s, nn_csv_put_f32s: n cells at once. */
NN_DEF void nn_csv_put_f64s(nn_csv_writer *c, const double *v, size_t n);
NN_DEF void nn_csv_put_f32s(nn_csv_writer *c, const float *v, size_t n);
/* nn_csv_end: hands the rest to w; NN_E_ARG when a row is incomplete. The writer is over; w is not committed. */
NN_DEF nn_status nn_csv_end(nn_csv_writer *c, nn_error *err);
/* nn_csv_write_xy: x [n,d] (f32, f64, any integer, bool) and y [n] (NULL = none) as one file, atomically. names [d] NULL = "0", "1", ...;
 * label NULL = "target". y i64 with classes ([k] text) is written as text. */
NN_DEF nn_status nn_csv_write_xy(const char *path, const nn_tensor *x, const nn_tensor *y, const char *const *names, const char *label,
                                 const nn_tensor *classes, const nn_file_opts *opts, nn_error *err);
/* nn_csv_write: a table, as pandas would write the DataFrame it reads. */
NN_DEF nn_status nn_csv_write(const char *path, const nn_table *t, const nn_file_opts *opts, nn_error *err);

/* ==== [JSON] JSON and JSON lines ========================================= */
/* Strict RFC 8259 (and its UTF-8) into a tree of nodes in an arena of the caller's; the same nodes hold YAML. */
#define NN_JSON_MAX_DEPTH 512

typedef enum nn_json_type { NN_JSON_NULL = 0, NN_JSON_BOOL, NN_JSON_INT, NN_JSON_UINT, NN_JSON_REAL, NN_JSON_STRING, NN_JSON_ARRAY, NN_JSON_OBJECT } nn_json_type;
typedef struct nn_json nn_json;
struct nn_json {
    nn_json_type type;
    uint32_t line, col;        /* where the value starts in its text, from 1; 0 = made by hand                  */
    uint32_t key_len;
    const char *key;           /* member of an object: its name, terminated; else NULL                         */
    nn_json *next;             /* next member or element                                                       */
    size_t n;                  /* string: bytes; array, object: members                                        */
    union {
        int64_t  i;            /* INT: every integer that fits; BOOL: 0, 1                                      */
        uint64_t u;            /* UINT: above INT64_MAX                                                        */
        double   d;            /* REAL: has a point or an exponent, or is beyond 64 bits                        */
        char    *s;            /* STRING: UTF-8, terminated; may hold NULs, so mind n                           */
        nn_json *first;        /* ARRAY, OBJECT                                                                */
    } v;
};
typedef struct nn_json_desc {
    size_t max_depth;          /* 0 = NN_JSON_MAX_DEPTH                                                        */
    int    duplicates;         /* 0 = an error; 1 = the last one wins; 2 = all are kept                         */
    int    allow_nan;          /* 1 = NaN, Infinity, -Infinity are taken, as Python writes them                 */
} nn_json_desc;
/* nn_json_parse: n bytes, one value, nothing behind it but white space. Everything is copied into the arena (its limit bounds
 * memory). name: what messages call the text, NULL = "json"; d NULL = defaults. Errors carry byte, line and column:
 * "run.json:3:14: expected ',' or '}', got 'x'". Numbers beyond a double's range are refused. On failure *root is untouched. */
NN_DEF nn_status nn_json_parse(nn_json **root, nn_arena *arena, const char *text, size_t n, const char *name, const nn_json_desc *d, nn_error *err);
NN_DEF nn_status nn_json_read(nn_json **root, nn_arena *arena, const char *path, const nn_json_desc *d, const nn_file_opts *opts, nn_error *err);
/* Looking: NULL or `dflt` when v is NULL, of another type, or has no such member. */
NN_DEF nn_json *nn_json_get(const nn_json *v, const char *key);                            /* member of an object */
NN_DEF nn_json *nn_json_at(const nn_json *v, size_t i);                                    /* element of an array, O(i) */
NN_DEF const char *nn_json_str(const nn_json *v, const char *dflt);
NN_DEF double   nn_json_num(const nn_json *v, double dflt);                               /* any number */
NN_DEF int64_t  nn_json_int(const nn_json *v, int64_t dflt);                              /* INT, or a REAL that is one exactly */
NN_DEF int      nn_json_is(const nn_json *v, int dflt);                                   /* BOOL */
NN_DEF const char *nn_json_type_name(nn_json_type t);                                     /* "null", "bool", "integer", "number", "string", "list", "map" */
/* Building, in an arena: a node without children; key (may be NULL) is copied. NULL when memory is out.
 * nn_json_add links child at the end of an array or object (O(members)). */
NN_DEF nn_json *nn_json_new(nn_arena *a, nn_json_type type, const char *key);
NN_DEF nn_json *nn_json_new_str(nn_arena *a, const char *key, const char *s, size_t n);
NN_DEF void nn_json_add(nn_json *parent, nn_json *child);

/* JSON lines: one value per line, LF or CRLF, blank lines skipped; memory bounded by the longest line. */
#define NN_JSONL_MAX_LINE ((size_t)256 << 20)
typedef struct nn_jsonl nn_jsonl;
NN_DEF nn_status nn_jsonl_open(nn_jsonl **r, const char *path, const nn_json_desc *d, const nn_file_opts *opts, nn_error *err);
/* nn_jsonl_next: *value holds until the next call; NULL at the end. nn_jsonl_line: the line's number; nn_jsonl_text: its bytes. */
NN_DEF nn_status nn_jsonl_next(nn_jsonl *r, nn_json **value, nn_error *err);
NN_DEF size_t nn_jsonl_line(const nn_jsonl *r);
NN_DEF const char *nn_jsonl_text(const nn_jsonl *r, size_t *n);
NN_DEF void nn_jsonl_close(nn_jsonl *r);                                                  /* NULL is fine */

/* Writing: appended to a buffer of the caller's, who sends it where it belongs (and may empty it between calls). Failures
 * (memory, misuse, a non-finite number, depth) stick; nn_json_finish tells. A zeroed writer with buf set is compact:
 *     nn_json_writer w = NN_ZERO;  w.buf = &b;
 *     nn_json_begin_object(&w);  nn_json_key(&w, "loss");  nn_json_f64(&w, 0.5);  nn_json_end(&w);
 *     if (nn_json_finish(&w, err) != NN_OK) ...                    b is {"loss":0.5} */
typedef enum nn_json_nan { NN_JSON_NAN_ERROR = 0, NN_JSON_NAN_NULL, NN_JSON_NAN_STRING /* "NaN" "Infinity" "-Infinity" */, NN_JSON_NAN_PYTHON /* the same, bare */ } nn_json_nan;
typedef struct nn_json_writer {
    nn_buf     *buf;
    int         indent;        /* 0 = compact; else spaces per level, one member per line (Python's indent=)    */
    int         spaced;        /* compact with ", " and ": ", as Python's json.dumps does                      */
    int         ascii;         /* 1 = \uXXXX for all beyond ASCII (json.dumps's default); 0 = UTF-8 as it is     */
    int         html;          /* 1 = '<' '>' '&' as \u003c ...: safe inside <script>                          */
    nn_json_nan nan;
    int         lines;         /* 1 = nn_json_finish puts '\n' and the writer is ready for the next value (JSONL) */
    /* private */
    nn_status   status;
    size_t      depth;
    unsigned char kind[NN_JSON_MAX_DEPTH / 8], some[NN_JSON_MAX_DEPTH / 8 + 1];
    unsigned char have_key, done;
    const char *why;
} nn_json_writer;
NN_DEF void nn_json_begin_object(nn_json_writer *w);
NN_DEF void nn_json_begin_array (nn_json_writer *w);
NN_DEF void nn_json_end   (nn_json_writer *w);                                            /* closes the innermost one */
NN_DEF void nn_json_key   (nn_json_writer *w, const char *key);
NN_DEF void nn_json_string(nn_json_writer *w, const char *s);                             /* NULL = null; invalid UTF-8 fails */
NN_DEF void nn_json_stringn(nn_json_writer *w, const char *s, size_t n);
NN_DEF void nn_json_i64   (nn_json_writer *w, int64_t v);
NN_DEF void nn_json_u64   (nn_json_writer *w, uint64_t v);
NN_DEF void nn_json_f64   (nn_json_writer *w, double v);                                  /* shortest, Python's repr: 1.0, 1e-05 */
NN_DEF void nn_json_f32   (nn_json_writer *w, float v);
NN_DEF void nn_json_rounded(nn_json_writer *w, double v, int decimals);                   /* json.dumps(round(v, decimals)) */
NN_DEF void nn_json_bool(nn_json_writer *w, int v);
NN_DEF void nn_json_null  (nn_json_writer *w);
NN_DEF void nn_json_raw   (nn_json_writer *w, const char *json, size_t n);                /* a value already written; trusted */
NN_DEF void nn_json_f64s  (nn_json_writer *w, const double *v, size_t n);                 /* an array of numbers, on one line */
NN_DEF void nn_json_f32s  (nn_json_writer *w, const float *v, size_t n);
NN_DEF void nn_json_i64s  (nn_json_writer *w, const int64_t *v, size_t n);
NN_DEF void nn_json_tensor(nn_json_writer *w, const nn_tensor *t);                        /* nested arrays, by dtype */
NN_DEF void nn_json_value (nn_json_writer *w, const nn_json *v);                          /* a whole tree */
/* nn_json_finish: NN_OK when exactly one value was written and nothing failed. */
NN_DEF nn_status nn_json_finish(nn_json_writer *w, nn_error *err);

/* ==== [YAML] the YAML 1.2 subset of config files ========================= */
/* Block maps and lists, flow [] {} on one line, plain, 'single' and "double" scalars, | and > with - and +, comments, one
 * leading ---. Core schema: null ~, true false (three spellings each), integers (also 0o10, 0x1f), floats (also .inf .nan, 1e-4). Refused with line
 * and column: anchors, aliases, merge keys, tags, ? keys, several documents, directives, tabs as indentation, duplicate keys. */
typedef struct nn_yaml_warning nn_yaml_warning;
struct nn_yaml_warning { nn_yaml_warning *next; size_t line, col; char msg[128]; };     /* "'no' is text here, false in YAML 1.1: quote it or write false" */
/* nn_yaml_parse: nodes in the arena, with line and column. warnings (may be NULL) receives a list, in the arena too: plain
 * yes/no/on/off, integers with a leading 0, 1_000, 12:30:45: what YAML 1.1 reads otherwise. Empty text is null. */
NN_DEF nn_status nn_yaml_parse(nn_json **root, nn_arena *arena, const char *text, size_t n, const char *name, nn_yaml_warning **warnings, nn_error *err);
NN_DEF nn_status nn_yaml_read(nn_json **root, nn_arena *arena, const char *path, nn_yaml_warning **warnings, const nn_file_opts *opts, nn_error *err);
/* nn_yaml_put_scalar: a string as a YAML scalar on one line, quoted when 1.1 or 1.2 would read it as anything else. */
NN_DEF nn_status nn_yaml_put_scalar(nn_buf *out, const char *s, size_t n, nn_error *err);
/* nn_yaml_write: a tree in block style (two spaces; short lists of scalars in flow style), read back equal by YAML 1.1 and 1.2. */
NN_DEF nn_status nn_yaml_write(nn_buf *out, const nn_json *root, nn_error *err);

/* ==== [DEFLATE] DEFLATE, zlib, gzip ====================================== */

/* ==== [ZIP] zip containers =============================================== */

/* ==== [NPY] NumPy arrays: NPY, NPZ; IDX ================================== */

/* ==== [PTH] PyTorch checkpoints ========================================== */

/* ==== [SAFETENSORS] safetensors ========================================== */

/* ==== [EVENTS] TensorBoard event files =================================== */

/* ==== [PNG] PNG images =================================================== */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_FMT_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_FMT_IMPLEMENTED)
#define NN_FMT_IMPLEMENTED
#include "nn_tensor.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [IO] --------------------------------------------------------------- */

/* ---- [NUM] -------------------------------------------------------------- */

/* ---- [CSV] -------------------------------------------------------------- */

/* ---- [JSON] ------------------------------------------------------------- */

/* ---- [YAML] ------------------------------------------------------------- */

/* ---- [DEFLATE] ---------------------------------------------------------- */

/* ---- [ZIP] -------------------------------------------------------------- */

/* ---- [NPY] -------------------------------------------------------------- */

/* ---- [PTH] -------------------------------------------------------------- */

/* ---- [SAFETENSORS] ------------------------------------------------------ */

/* ---- [EVENTS] ----------------------------------------------------------- */

/* ---- [PNG] -------------------------------------------------------------- */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_FMT_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
