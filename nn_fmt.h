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

/* ==== [CSV] comma-separated tables ======================================= */

/* ==== [JSON] JSON and JSON lines ========================================= */

/* ==== [YAML] the YAML 1.2 subset of config files ========================= */

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
