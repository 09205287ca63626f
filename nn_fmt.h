/* nn_fmt.h - v0.1.0 - the door: bytes to values and back, in plain C99
 *
 * DOES      Reads and writes numbers, CSV, JSON, JSONL, YAML, NPY, NPZ, IDX, DEFLATE/zlib/gzip, .pth, safetensors,
 *           TensorBoard events and PNG; reads GGUF; atomic files, journals, locks. Every reader treats its input as hostile.
 * DOES NOT  Know networks (nn_mlp.h), print, exit, execute anything from a file, or keep global state.
 * NEEDS     nn_tensor.h and -lm; POSIX file calls where there are any, stdio elsewhere.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_fmt.h"
 * QUICK START
 *     nn_dict d = NN_ZERO;
 *     nn_error e = NN_ZERO;
 *     if (nn_npz_read(&d, "arrays.npz", NULL, &e) != NN_OK) return 1;            e.msg: file, place, expected, got
 *     nn_tensor *x = nn_dict_get(&d, "X");                                        NULL when there is no such array
 *     ...
 *     if (nn_pth_write("model.pth", &d, NULL, &e) != NN_OK) return 1;             torch.load(weights_only=True) opens it
 *     nn_dict_free(&d);
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 *           NN_NO_POSIX        files through stdio alone: no locks, no folders, no maps; a file is replaced
 *                              where rename does
 *           NN_FMT_ONLY_CSV      no format but CSV (gzip then is refused by name)
 *           NN_FMT_ONLY_ARRAYS   none but .npy and .npz; both together: both
 *           NN_NO_CSV NN_NO_JSON NN_NO_YAML NN_NO_DEFLATE NN_NO_ZIP NN_NO_NPY NN_NO_IDX NN_NO_PTH
 *           NN_NO_SAFETENSORS NN_NO_GGUF NN_NO_EVENTS NN_NO_PNG   leave a section out, each alone or
 *                                together with those that stand on it; every section says what it
 *                                stands on and what it adds at most (gcc 12 -O2, without NN_STATIC)
 * SECTIONS  search for [IO] [NUM] [COMMON] [CSV] [JSON] [YAML] [DEFLATE] [ZIP] [NPY] [IDX] [PTH]
 *           [SAFETENSORS] [GGUF] [EVENTS] [PNG] [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_FMT_H_INCLUDED
#define NN_FMT_H_INCLUDED
#include "nn_tensor.h"
#define NN_FMT_VERSION_NUM 101
#if NN_VERSION_NUM != 101
#error "nn_fmt.h and nn_tensor.h are of two versions: take all nn_*.h from one place"
#endif

/* The rooms and what they stand on: [IO] [NUM] [COMMON] below all of them;
 *     [DEFLATE] <- [ZIP] <- [NPY] [PTH]      [DEFLATE] <- [PNG] <- [EVENTS]
 *     [JSON] <- [YAML] [SAFETENSORS]         [CSV] [IDX] [GGUF] on their own */
/* NN_FMT_ONLY_CSV, NN_FMT_ONLY_ARRAYS (both: both): the other rooms are left out. */
#if defined(NN_FMT_ONLY_CSV) || defined(NN_FMT_ONLY_ARRAYS)
#ifndef NN_FMT_ONLY_CSV
#ifndef NN_NO_CSV
#define NN_NO_CSV
#endif
#endif
#ifndef NN_FMT_ONLY_ARRAYS
#ifndef NN_NO_DEFLATE
#define NN_NO_DEFLATE
#endif
#ifndef NN_NO_ZIP
#define NN_NO_ZIP
#endif
#ifndef NN_NO_NPY
#define NN_NO_NPY
#endif
#endif
#ifndef NN_NO_JSON
#define NN_NO_JSON
#endif
#ifndef NN_NO_YAML
#define NN_NO_YAML
#endif
#ifndef NN_NO_IDX
#define NN_NO_IDX
#endif
#ifndef NN_NO_PTH
#define NN_NO_PTH
#endif
#ifndef NN_NO_SAFETENSORS
#define NN_NO_SAFETENSORS
#endif
#ifndef NN_NO_GGUF
#define NN_NO_GGUF
#endif
#ifndef NN_NO_EVENTS
#define NN_NO_EVENTS
#endif
#ifndef NN_NO_PNG
#define NN_NO_PNG
#endif
#endif
#if defined(NN_NO_JSON) && !defined(NN_NO_YAML)
#error "nn_fmt.h [YAML] stands on [JSON]: define NN_NO_YAML too, or drop NN_NO_JSON"
#endif
#if defined(NN_NO_DEFLATE) && !defined(NN_NO_ZIP)
#error "nn_fmt.h [ZIP] stands on [DEFLATE]: define NN_NO_ZIP too, or drop NN_NO_DEFLATE"
#endif
#if defined(NN_NO_ZIP) && !defined(NN_NO_NPY)
#error "nn_fmt.h [NPY] stands on [ZIP]: define NN_NO_NPY too, or drop NN_NO_ZIP"
#endif
#if defined(NN_NO_ZIP) && !defined(NN_NO_PTH)
#error "nn_fmt.h [PTH] stands on [ZIP]: define NN_NO_PTH too, or drop NN_NO_ZIP"
#endif
#if defined(NN_NO_JSON) && !defined(NN_NO_SAFETENSORS)
#error "nn_fmt.h [SAFETENSORS] stands on [JSON]: define NN_NO_SAFETENSORS too, or drop NN_NO_JSON"
#endif
#if defined(NN_NO_PNG) && !defined(NN_NO_EVENTS)
#error "nn_fmt.h [EVENTS] stands on [PNG]: define NN_NO_EVENTS too, or drop NN_NO_PNG"
#endif
#if defined(NN_NO_DEFLATE) && !defined(NN_NO_PNG)
#error "nn_fmt.h [PNG] stands on [DEFLATE]: define NN_NO_PNG too, or drop NN_NO_DEFLATE"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [IO] files: the replaceable system table, whole files, atomic writing, journals, locks  */
#define NN_MAX_PATH_BYTES 4096             /* longest path accepted, with its NUL                    */
#define NN_MAX_FILE_READ  ((uint64_t)1 << 31)  /* default limit of nn_file_read, in bytes            */

/* What the library asks of the system. Pass a copy of nn_io_system() with functions replaced to
 * inject faults or to
 * stand on something else. Every function returns 0 or an errno value; h is whatever `open` made. */
typedef enum nn_io_mode {
    NN_IO_READ = 0,
    NN_IO_CREATE,                          /* new file for writing; EEXIST when there is one         */
    NN_IO_APPEND,                          /* writes go to the end; created when absent              */
    NN_IO_LOCKFILE,                        /* read and write, created when absent, never cut         */
    NN_IO_DEVICE                           /* write to what is there: a pipe, a device, "-"          */
} nn_io_mode;
/* perm of `open`, NN_IO_CREATE: with this bit exactly these permissions, whatever the umask says */
#define NN_IO_EXACT 0x10000u
typedef struct nn_io_info { uint64_t size; int is_dir, is_file; unsigned perm; } nn_io_info;
typedef struct nn_io {
    int (*open)    (void *user, intptr_t *h, const char *path, nn_io_mode mode, unsigned perm);
    /* may be short; done 0 = end */
    int (*read)    (void *user, intptr_t h, void *buf, size_t n, size_t *done);
    /* may be short               */
    int (*write)   (void *user, intptr_t h, const void *buf, size_t n, size_t *done);
    int (*seek)    (void *user, intptr_t h, uint64_t offset);  /* from the start             */
    int (*sync)    (void *user, intptr_t h);  /* to the disk; never retried */
    int (*close)   (void *user, intptr_t h);
    int (*lock)    (void *user, intptr_t h);  /* exclusive, does not wait: EAGAIN when held */
    int (*info_of) (void *user, intptr_t h, nn_io_info *out);
    int (*info)    (void *user, const char *path, nn_io_info *out);
    int (*rename)  (void *user, const char *from, const char *to);  /* replaces `to`, atomically  */
    int (*remove)  (void *user, const char *path);
    int (*mkdir)   (void *user, const char *path);
    int (*sync_dir)(void *user, const char *path);
    /* each: non-zero stops, is returned */
    int (*list)    (void *user, const char *path, int (*each)(void *ctx, const char *name), void *ctx);
    /* whole file, read-only      */
    int (*map)     (void *user, intptr_t h, size_t size, void **p);
    int (*unmap)   (void *user, void *p, size_t size);
    void *user;
} nn_io;
/* nn_io_system: the table of this system: POSIX calls where there are any, Windows' own there (names are UTF-8,
 * paths of any length; a file that another program holds without letting it be replaced is NN_E_IO, and stays),
 * stdio elsewhere: lock, list, mkdir and map are NN_E_UNSUPPORTED then, and so is writing a new file where the
 * C library does not know fopen's "x". */
NN_DEF const nn_io *nn_io_system(void);
/* nn_errno_text: a constant text for an errno value, without strerror's shared buffer; "system
 * error" when it is not in our list. */
NN_DEF const char *nn_errno_text(int e);

/* Where an array's data lie when a reader leaves them in the file (nn_file_opts.places): `offset`
 * bytes into member `member` of a zip
 * or, with NN_NO_MEMBER, into the file; row-major, in the other byte order when swapped. */
#define NN_NO_MEMBER SIZE_MAX
/* stored: NULL or, when there is no nn_dtype for it and the array holds its codes as u8, the file's own
 * dtype: "F8_E4M3"; codes of less than 8 bits come packed as they are, in one dimension */
/* storage: of a .pth which storage an entry is a view of, counted from 1: those of one number share it; else 0 */
typedef struct nn_place { uint64_t offset; size_t member; int swapped; const char *stored; size_t storage; } nn_place;

typedef struct nn_buf nn_buf;
/* What a .npy header says. Read: b1 i1..i8 u1..u8 f2 f4 f8 c8 c16 U S, either byte order, C or
 * Fortran order, up to NN_MAX_DIMS dimensions, versions 1.0 to 3.0. Refused with the reason:
 * objects (pickles), structured (fields named) and dates (nn_npy_read_parts reads both), raw bytes, long
 * double. Tensors come out in
 * native byte order and row-major; bool bytes become 0 or 1. */
typedef struct nn_npy_info {
    nn_dtype dtype;
    size_t   itemsize, ndim, shape[NN_MAX_DIMS];
    int      fortran, swapped;             /* first index fastest; the other byte order */
    size_t   header;                       /* bytes before the data */
    uint64_t bytes;                        /* of data */
} nn_npy_info;
/* Options of everything that opens a file; NULL or zeroed = defaults. */
typedef struct nn_file_opts {
    const nn_io *io;                       /* NULL = nn_io_system()                                  */
    nn_alloc     alloc;                    /* all zero = libc                                        */
    uint64_t     limit;                    /* refuse more bytes than this (after gunzip); 0 = the
                                              function's default */
    int          raw;                      /* readers: 1 = do not gunzip                             */
    int          gzip;                     /* writers: 1..9 = write gzip at that level               */
    int          no_sync;                  /* writers: 1 = leave flushing to the system (tests, scratch files); 2 = flush the
                                            * file before its renaming, not the folder: after a
                                            * power cut the old file may be back */
    const char  *name;                     /* what messages call the input; NULL = the path          */
    /* Arrays larger than memory. Reading (safetensors, .pth): with places set, arrays come as dtype
     * and shape, data NULL, and one
     * nn_place per entry of the dict is appended to it; strided views and other values still come
     * with their data. Writing (npy, npz, safetensors, .pth): an array whose data are NULL is asked
     * for by `fetch`: n items of entry `entry`, from item `first` on, in row-major
     * order, into `to`; each entry in ascending pieces of at most 1 MiB (or one item). */
    nn_buf      *places;
    /* Reading (npy, npz, safetensors, .pth): NULL = an item that cannot be read refuses the file. Else it is left out,
     * and one line "name: why" and its NUL are appended here; of an object the state, when it is a
     * dict, is read under the object's name. */
    nn_buf      *left;
    /* Reading npy, npz: NULL = object arrays are not read; nn_npy_object_text = those whose items are all str
     * come as text. A door of its own: who reads plain arrays carries no reader of pickles. */
    nn_status  (*objects)(void *source, nn_tensor *t, const nn_npy_info *info, const nn_alloc *alloc);
    nn_status  (*fetch)(void *user, size_t entry, size_t first, size_t n, void *to, nn_error *err);
    void        *fetch_user;
} nn_file_opts;

/* nn_npy_settle: *t holds an array's bytes as its file has them (nn_place, nn_npy_info): turned to native
 * byte order and, with fortran, to row-major order; bools become 0 or 1. Text that is no Unicode is
 * NN_E_FORMAT; name: what messages call it. */
NN_DEF nn_status nn_npy_settle(nn_tensor *t, int fortran, int swapped, const char *name, nn_error *err);

/* A growable run of bytes. Zero it, set alloc and limit if wanted. data[len] is always 0 once
 * anything was put, so text can be used as a C string. */
struct nn_buf { unsigned char *data; size_t len, room; size_t limit; nn_alloc alloc; };
NN_DEF nn_status nn_buf_put(nn_buf *b, const void *p, size_t n, nn_error *err);
NN_DEF nn_status nn_buf_text(nn_buf *b, const char *s, nn_error *err);
/* nn_buf_reserve: room for n more bytes (and the NUL) behind data[len]; the caller writes them and
 * adds to len. */
NN_DEF nn_status nn_buf_reserve(nn_buf *b, size_t n, nn_error *err);
NN_DEF void nn_buf_free(nn_buf *b);

/* nn_file_read: the whole file (gunzipped when its content says so, unless opts->raw) appended to *out.
 * limit 0 = NN_MAX_FILE_READ. path "-" = standard input. On failure out->len is as before. */
NN_DEF nn_status nn_file_read(nn_buf *out, const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_file_write: n bytes as the whole new content of path, atomically (nn_writer). */
NN_DEF nn_status nn_file_write(const char *path, const void *data, size_t n,
                               const nn_file_opts *opts, nn_error *err);
/* 1 = a file or folder is there */
NN_DEF int       nn_file_exists(const char *path, const nn_file_opts *opts);
NN_DEF nn_status nn_file_size(uint64_t *size, const char *path, const nn_file_opts *opts, nn_error *err);
/* absent is NN_OK */
NN_DEF nn_status nn_file_remove(const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_dir_make: path and every missing parent (mkdir -p). */
NN_DEF nn_status nn_dir_make(const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_dir_list: names in a folder (not . and ..), sorted bytewise, as NUL-terminated strings one
 * after another in *out; *count of them. */
NN_DEF nn_status nn_dir_list(nn_buf *out, size_t *count, const char *path, const nn_file_opts *opts,
                             nn_error *err);
/* nn_dir_clean: remove what killed writers left (names that begin with ".nntmp-"); call it while
 * holding the folder's lock. */
NN_DEF nn_status nn_dir_clean(const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_name_check: is `name` fit to become the name of a file, or a part of one, on every system? Refused
 * (NN_E_ARG, the reason said): the empty name, '/', '\', ':', "..", control bytes, < > " | ? *, a
 * blank or point at the end, CON PRN AUX NUL COM1..9 LPT1..9 with or without an ending, more than 200
 * bytes. */
NN_DEF nn_status nn_name_check(const char *name, nn_error *err);
/* nn_text_mask: n bytes that come from a file, made fit for a terminal, into buf [cap], terminated when
 * cap > 0; returns the length needed, as snprintf does. Printable UTF-8 stays. Newline, carriage
 * return and tab become \n \r \t, other control bytes, DEL and bytes that are not UTF-8 \xNN, C1
 * controls and the marks that turn the direction of writing \uNNNN. nn_buf_mask appends the same. */
NN_DEF size_t nn_text_mask(char *buf, size_t cap, const char *s, size_t n);
NN_DEF nn_status nn_buf_mask(nn_buf *b, const char *s, size_t n, nn_error *err);
/* nn_text_brief: a value for a message: up to 40 bytes of s[0..n), cut with "...", what is no printable
 * UTF-8 as '?'. buf [64]; returns it. */
NN_DEF const char *nn_text_brief(char *buf, const char *s, size_t n);
/* nn_path_join: "dir/name" into buf [cap]; name alone when dir is empty or "."; NN_E_LIMIT when it
 * does not fit. */
NN_DEF nn_status nn_path_join(char *buf, size_t cap, const char *dir, const char *name, nn_error *err);

/* A buffered reader over a file, standard input ("-") or memory; gzip content (also several members
 * in a row) is
 * inflated on the way unless opts->raw. Offsets count the bytes delivered, after gunzip. limit 0 = none. */
typedef struct nn_reader nn_reader;
NN_DEF nn_status nn_reader_open(nn_reader **r, const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_reader_memory: reads bytes of the caller's, which must stay until nn_reader_close. */
NN_DEF nn_status nn_reader_memory(nn_reader **r, const void *data, size_t n,
                                  const nn_file_opts *opts, nn_error *err);
NN_DEF void      nn_reader_close(nn_reader *r);                                        /* NULL is fine */
NN_DEF const char *nn_reader_name(const nn_reader *r);  /* for messages; lives as long as r */
/* nn_reader_read: up to n bytes; *got < n only at the end of the data. */
NN_DEF nn_status nn_reader_read(nn_reader *r, void *buf, size_t n, size_t *got, nn_error *err);
/* nn_reader_peek: *p points at the next *n bytes, without consuming them; at least `want` (>= 1)
 * unless the data end before. The pointer holds until the next call. The buffer grows to `want`.
 * nn_reader_take consumes n <= what was peeked. */
NN_DEF nn_status nn_reader_peek(nn_reader *r, size_t want, const unsigned char **p, size_t *n,
                                nn_error *err);
NN_DEF void      nn_reader_take(nn_reader *r, size_t n);
NN_DEF uint64_t  nn_reader_tell(const nn_reader *r);  /* bytes consumed so far */
/* nn_reader_read_at: exactly n bytes from offset; short data are NN_E_FORMAT. nn_reader_seek:
 * continue from there. Both NN_E_UNSUPPORTED on gzip and on pipes. nn_reader_size: 1 and *size when
 * known beforehand (not gzip, not a pipe), else 0. */
NN_DEF nn_status nn_reader_read_at(nn_reader *r, uint64_t offset, void *buf, size_t n, nn_error *err);
NN_DEF nn_status nn_reader_seek(nn_reader *r, uint64_t offset, nn_error *err);
NN_DEF int       nn_reader_size(const nn_reader *r, uint64_t *size);
/* nn_reader_rest: all that r still delivers, appended to *out (on failure out->len is as before).
 * limit: of a file whose size is known, how much of it is made room for at once. */
NN_DEF nn_status nn_reader_rest(nn_reader *r, nn_buf *out, uint64_t limit, nn_error *err);
/* nn_reader_ended: NN_OK at the end of the data, else NN_E_FORMAT "bytes follow the WHAT". */
NN_DEF nn_status nn_reader_ended(nn_reader *r, const char *what, nn_error *err);

/* An atomic writer: bytes go to a temporary name in the folder of `path`; nn_writer_commit flushes
 * them to disk and renames, so that a reader sees the old file or the new one. path "-" = standard
 * output (then nothing is atomic). */
typedef struct nn_writer nn_writer;
NN_DEF nn_status nn_writer_open(nn_writer **w, const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_writer_memory: the same calls into *out, which commit completes and abort cuts back. */
NN_DEF nn_status nn_writer_memory(nn_writer **w, nn_buf *out, const nn_file_opts *opts, nn_error *err);
/* nn_writer_put: n bytes, buffered. After a failure the writer only fails; abort it. */
NN_DEF nn_status nn_writer_put(nn_writer *w, const void *data, size_t n, nn_error *err);
NN_DEF nn_status nn_writer_text(nn_writer *w, const char *s, nn_error *err);
NN_DEF uint64_t  nn_writer_tell(const nn_writer *w);  /* bytes put so far (before gzip) */
/* nn_writer_patch: overwrite n bytes at an offset already written; not with gzip, not on standard
 * output. */
NN_DEF nn_status nn_writer_patch(nn_writer *w, uint64_t offset, const void *data, size_t n, nn_error *err);
/* nn_writer_commit: write all, fsync, close, rename, fsync the folder; w is gone in every case, the
 * temporary too on failure. */
NN_DEF nn_status nn_writer_commit(nn_writer *w, nn_error *err);
NN_DEF void      nn_writer_abort(nn_writer *w);                                        /* NULL is fine */

/* An append-only file: one write() per nn_append_put, so that a killed process leaves whole records
 * and at most one torn one at the end. keep: the bytes known to be good (UINT64_MAX = all): more
 * are cut off on open, fewer are NN_E_FORMAT. */
typedef struct nn_append nn_append;
NN_DEF nn_status nn_append_open(nn_append **a, const char *path, uint64_t keep,
                                const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_append_put(nn_append *a, const void *data, size_t n, nn_error *err);
/* to the disk; after a failure: give up, never retry */
NN_DEF nn_status nn_append_sync(nn_append *a, nn_error *err);
NN_DEF uint64_t  nn_append_size(const nn_append *a);
/* syncs; a is gone in every case; NULL is fine */
NN_DEF nn_status nn_append_close(nn_append *a, nn_error *err);

/* A journal: text records (no newline inside), one line each, "CCCCCCCC text\n" with the CRC-32C of
 * the text in hex, below a first line that names the form, "nn-journal 2"; nn_journal_sync adds a line
 * "========" once all before it is on the disk.
 * nn_journal_open reads what is there, hands every whole record to `each` (may be NULL; a status
 * other than NN_OK stops and is returned, but with NN_E_STOPPED the journal is cut off before that
 * record) and cuts off what a kill or a power cut may leave: damage behind the last sync. NN_E_FORMAT
 * names the line of damage before it; NN_E_UNSUPPORTED: a journal of form 1, which had no first line.
 * nn_journal_read: the same without opening it, another process may be at it. */
typedef struct nn_journal nn_journal;
NN_DEF nn_status nn_journal_open(nn_journal **j, const char *path,
                                 nn_status (*each)(void *ctx, const char *text, size_t n),
                                 void *ctx, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_journal_read(const char *path,
                                 nn_status (*each)(void *ctx, const char *text, size_t n),
                                 void *ctx, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_journal_put(nn_journal *j, const char *text, size_t n, nn_error *err);
NN_DEF nn_status nn_journal_sync(nn_journal *j, nn_error *err);
NN_DEF nn_status nn_journal_close(nn_journal *j, nn_error *err);

/* A lock on a folder (file ".lock" in it), held until closed or until the process dies. NN_E_IO
 * "locked by process N". A lock file that is a symbolic link is refused: what it points at is not
 * written. nn_lock_file: the same on a lock file of the caller's name, say beside a single output. */
typedef struct nn_lock nn_lock;
NN_DEF nn_status nn_lock_open(nn_lock **l, const char *dir, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_lock_file(nn_lock **l, const char *path, const nn_file_opts *opts, nn_error *err);
NN_DEF void      nn_lock_close(nn_lock *l);

/* Checksums. crc and adler: start with 0 and 1, feed in pieces. */
/* zip, gzip, PNG: 0xEDB88320 */
NN_DEF uint32_t nn_crc32 (uint32_t crc, const void *data, size_t n);
/* TensorBoard, journals: 0x82F63B78 */
NN_DEF uint32_t nn_crc32c(uint32_t crc, const void *data, size_t n);
NN_DEF uint32_t nn_adler32(uint32_t adler, const void *data, size_t n);                /* zlib */
/* FIPS 180-4 */
typedef struct nn_sha256 { uint32_t h[8]; uint64_t n; unsigned char block[64]; } nn_sha256;
NN_DEF void nn_sha256_init(nn_sha256 *s);
NN_DEF void nn_sha256_put (nn_sha256 *s, const void *data, size_t n);
/* nn_sha256_values: n numbers of `width` bytes each (a complex one is two), little-endian whatever the
 * host: the same sum on every machine. */
NN_DEF void nn_sha256_values(nn_sha256 *s, const void *data, size_t n, size_t width);
NN_DEF void nn_sha256_hex (nn_sha256 *s, char hex[65]);  /* ends the sum; 64 digits and a NUL */
/* nn_dict_sha256: names, dtypes, shapes and bytes (little-endian) of every tensor in order: the hash
 * the programs print for weights. */
NN_DEF void nn_dict_sha256(const nn_dict *d, char hex[65]);
/* the file's own bytes */
NN_DEF nn_status nn_file_sha256(char hex[65], const char *path, const nn_file_opts *opts, nn_error *err);

/* ==== [NUM] numbers: exact text to double/float and back ================= */
/* Correctly rounded both ways, independent of the locale; text is ASCII. */
#define NN_NUM_BYTES \
    32 /* holds whatever nn_f64_print, nn_f32_print, nn_i64_print, nn_u64_print write, with its NUL */

/* nn_f64_parse: the longest number at the start of s[0..n): [+-] digits [. digits] [e [+-] digits],
 * digits on at least one
 * side of the point; or inf, infinity, nan in any case. Returns the bytes used, 0 when there is no
 * number. Rounded to nearest even whatever the length; beyond the range: infinity, below it: 0
 * (with the sign). nn_f32_parse rounds the text to float directly, never through double. */
NN_DEF size_t nn_f64_parse(const char *s, size_t n, double *out);
NN_DEF size_t nn_f32_parse(const char *s, size_t n, float *out);
/* nn_i64_parse, nn_u64_parse: [+-] digits; returns the bytes used; 0 when there are no digits or
 * the value does not fit. */
NN_DEF size_t nn_i64_parse(const char *s, size_t n, int64_t *out);
NN_DEF size_t nn_u64_parse(const char *s, size_t n, uint64_t *out);

/* nn_f64_print: the shortest text that reads back as v, of those the closest, in the layout of
 * Python's repr: "0.1", "1.0", "1e+16", "1e-05", "nan", "inf", "-inf". nn_f32_print: shortest for a
 * float (0.1f gives "0.1"). buf [NN_NUM_BYTES]; terminated; the length is returned. */
NN_DEF size_t nn_f64_print(char *buf, double v);
NN_DEF size_t nn_f32_print(char *buf, float v);
NN_DEF size_t nn_i64_print(char *buf, int64_t v);
NN_DEF size_t nn_u64_print(char *buf, uint64_t v);

/* nn_f64_round: v rounded to `decimals` (0..300) places after the point: the nearest decimal to v's
 * exact value, ties to the even digit, then the double nearest to that: Python's round(v,
 * decimals), so that nn_f64_print shows at most that many places. inf and nan pass. nn_f64_fixed:
 * the same digits as text with exactly that many places ("%.*f"), into buf [cap], always terminated
 * when cap > 0; returns the length needed, as snprintf does. */
NN_DEF double nn_f64_round(double v, int decimals);
NN_DEF size_t nn_f64_fixed(char *buf, size_t cap, double v, int decimals);

/* ==== [CSV] comma-separated tables ======================================= */
/* Stands on [COMMON]; costs 50 KB. NN_NO_CSV leaves it out. */
#ifndef NN_NO_CSV
/* RFC 4180 as pandas.read_csv takes it: BOM dropped; rows end in LF, CRLF or CR; blank lines
 * skipped; quotes open only at the start of a field, "" inside them is one quote, text after the
 * closing quote is appended; short rows are filled with missing cells; duplicate names become a,
 * a.1, a.2, empty ones "Unnamed: 0". A cell (quoted too) that is one of pandas' missing words ("",
 * NA, N/A, NaN, nan, null, NULL, None, <NA>, #N/A, n/a, -nan, ...) is missing. Types per column,
 * the first that fits every cell: int64, uint64, float64, bool (True TRUE true / False FALSE
 * false), text; integers with a missing cell become float64 (missing = NaN), beyond int64 text
 * (also where real numbers follow: pandas then says float64 or text by the cells' order); bools
 * with one become text. Spaces around a number are ignored. Stricter than pandas: a row longer than
 * the header is always an error (pandas makes an index when every row is). */
#define NN_CSV_MAX_COLUMNS  ((size_t)1 << 17)
#define NN_CSV_MAX_FIELD    ((size_t)64 << 20)   /* bytes of one record when streaming */

/* How a CSV text is read. Zeroed = comma, header, quotes, inferred types. */
typedef struct nn_csv_desc {
    char   delim;              /* 0 = ','  */
    int    blanks;             /* 1 = fields are separated by runs of spaces and tabs (UCI files),
                                  no quotes  */
    int    no_header;          /* 1 = the first record is data; names are "0", "1", ...  */
    int    no_quotes;          /* 1 = a quote is an ordinary byte  */
    int    skip_space;         /* 1 = spaces after a delimiter are dropped (pandas
                                  skipinitialspace)  */
    int    keep_blank;         /* 1 = a blank line is a record of one empty field  */
    int    strict;             /* 1 = RFC 4180 to the letter: quotes inside plain fields, text
                                  behind a closing quote and */
                               /*   short rows are errors  */
    int    all_text;           /* 1 = no inference and no missing words: every column is text  */
    int    no_missing_words;   /* 1 = only the empty cell (and `missing`) is missing  */
    const char *missing;       /* one more missing word, such as "?"; NULL = none  */
    char   comment;            /* lines that start with it are skipped; 0 = none  */
    size_t skip_lines;         /* lines before the header  */
    size_t max_rows;           /* 0 = all  */
    const nn_dtype *types;     /* [n_types] per column: NN_I64, NN_U64, NN_F64, NN_BOOL, NN_BYTES
                                  (text), or */
    size_t n_types;            /*   NN_DTYPE_NONE = infer; a cell that does not fit is an error  */
} nn_csv_desc;

/* One column. Numbers and bools: values is [rows] of NN_I64, NN_U64, NN_F64 or NN_BOOL. Text:
 * values is NN_U64 [rows], private; read it with nn_table_text. */
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
    nn_buf names;              /* private */
    nn_alloc alloc;
} nn_table;
NN_DEF void nn_table_free(nn_table *t);
/* nn_table_find: the column of that name, or NULL. */
NN_DEF nn_column *nn_table_find(const nn_table *t, const char *name);
/* nn_table_text: cell `row` of a text column: pointer (NUL-terminated) and length; NULL when it is
 * missing (then *n = 0). */
NN_DEF const char *nn_table_text(const nn_column *c, size_t row, size_t *n);
/* nn_table_codes: a column as categories: codes [rows] i64 (-1 = missing) into the sorted distinct
 * values; names [k] NN_UCS4 (numbers as they print). NN_E_LIMIT above 65,536 categories. */
NN_DEF nn_status nn_table_codes(nn_tensor *codes, nn_tensor *names, const nn_column *c,
                                const nn_alloc *alloc, nn_error *err);

/* nn_csv_read: a whole table. d NULL = defaults. *t must be zeroed or freed; on failure it is
 * untouched. Errors name file, line, column and value: "iris.csv:41:7: column 'petal_w': expected a
 * number, got 'n/a'". Memory is bounded by 32 times the text + 1 MiB: padding beyond that (a wide
 * header over short rows) is NN_E_LIMIT. */
NN_DEF nn_status nn_csv_read(nn_table *t, const char *path, const nn_csv_desc *d,
                             const nn_file_opts *opts, nn_error *err);
/* nn_csv_parse: the same from memory; opts->name (may be NULL) is what messages call it. */
NN_DEF nn_status nn_csv_parse(nn_table *t, const void *text, size_t n, const nn_csv_desc *d,
                              const nn_file_opts *opts, nn_error *err);

/* The shortest way from a file to a model: every column but the label as one dense matrix. */
typedef struct nn_xy_desc {
    nn_csv_desc csv;
    nn_dtype    dtype;         /* of x: NN_F32 (0 = default; rounded directly from the text) or
                                  NN_F64  */
    const char *label;         /* name of the label column; NULL = the last one  */
    int         no_label;      /* 1 = every column is x  */
    int         allow_missing; /* 1 = missing cells of x become NaN; 0 = they are errors  */
    int         allow_nonfinite; /* 1 = inf and nan in x and in a real-valued label are taken; 0 =
                                    they are errors */
} nn_xy_desc;
typedef struct nn_xy {
    nn_tensor x;               /* [n,d]  */
    nn_tensor y;               /* [n] i64 when every label is an integer, f64 when numbers, i64
                                  codes when text; empty without */
    nn_tensor classes;         /* text labels: [k] NN_UCS4, sorted; else empty  */
    char    **names;           /* [d] column names of x  */
    char     *label;           /* name of the label column, NULL without  */
    size_t    n_names;         /* private, like what follows */
    nn_buf    text;
    nn_alloc  alloc;
} nn_xy;
NN_DEF nn_status nn_csv_read_xy(nn_xy *out, const char *path, const nn_xy_desc *d,
                                const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_csv_parse_xy(nn_xy *out, const void *text, size_t n, const nn_xy_desc *d,
                                 const nn_file_opts *opts, nn_error *err);
NN_DEF void nn_xy_free(nn_xy *m);

/* Streaming, in memory bounded by the longest record. nn_csv_open reads the header; "-" = standard
 * input. */
typedef struct nn_csv nn_csv;
/* s is not terminated; line and col from 1 */
typedef struct nn_csv_field { const char *s; size_t n; int quoted; size_t line, col; } nn_csv_field;
NN_DEF nn_status nn_csv_open(nn_csv **r, const char *path, const nn_csv_desc *d,
                             const nn_file_opts *opts, nn_error *err);
/* nn_csv_open_from: the same over a reader; it is the stream's from now on, closed on failure too. */
NN_DEF nn_status nn_csv_open_from(nn_csv **r, nn_reader *in, const nn_csv_desc *d,
                                  const nn_alloc *alloc, nn_error *err);
/* nn_csv_is_missing: 1 when the cell s[0..n) is one of d's missing words. nn_csv_bool: 1 for True TRUE
 * true, 0 for False FALSE false, else -1. */
NN_DEF int nn_csv_is_missing(const char *s, size_t n, const nn_csv_desc *d);
NN_DEF int nn_csv_bool(const char *s, size_t n);
NN_DEF void nn_csv_close(nn_csv *r);                                                     /* NULL is fine */
NN_DEF size_t nn_csv_columns(const nn_csv *r);
NN_DEF const char *nn_csv_name(const nn_csv *r, size_t column);
NN_DEF size_t nn_csv_line(const nn_csv *r);  /* line of the record read last, from 1 */
/* nn_csv_row: the next record as raw fields (unquoted, nothing padded), valid until the next call;
 * *n = 0 at the end. A
 * record longer than the header is NN_E_FORMAT. */
NN_DEF nn_status nn_csv_row(nn_csv *r, const nn_csv_field **fields, size_t *n, nn_error *err);
/* nn_csv_next: up to max_rows records as a table; t->rows = 0 at the end. *t is freed and filled
 * anew. Types are inferred on the first batch (or given) and then stay: a later cell that does not
 * fit is an error; missing cells after a first batch of integers too. */
NN_DEF nn_status nn_csv_next(nn_csv *r, size_t max_rows, nn_table *t, nn_error *err);

/* Writing: text as pandas' to_csv(index=False) makes it for the same values: '\n' ends, quotes only
 * where needed, shortest round-trip numbers, missing and NaN empty, True/False. A float32 has its own
 * shortest digits, and an exponent below 1e-4 and from 1e6 on (a double: from 1e16 on): 3.317198e+08;
 * so does NumPy 2.4 lay it out, and pandas with it. */
typedef struct nn_csv_writer {
    nn_writer *w;
    nn_buf buf;
    size_t column, columns;
    char delim;
    nn_status status;
    nn_error error;
} nn_csv_writer;
/* nn_csv_begin: rows go to w (nn_writer_open ...), which stays the caller's. columns = cells per
 * row. delim 0 = ','. */
NN_DEF nn_status nn_csv_begin(nn_csv_writer *c, nn_writer *w, size_t columns, char delim,
                              const nn_alloc *alloc, nn_error *err);
/* Cells, left to right; the row ends with its last cell. A failure sticks and is told by nn_csv_end. */
NN_DEF void nn_csv_put_text(nn_csv_writer *c, const char *s, size_t n);
NN_DEF void nn_csv_put_str (nn_csv_writer *c, const char *s);
NN_DEF void nn_csv_put_f64 (nn_csv_writer *c, double v);
NN_DEF void nn_csv_put_f32 (nn_csv_writer *c, float v);
NN_DEF void nn_csv_put_i64 (nn_csv_writer *c, int64_t v);
NN_DEF void nn_csv_put_u64 (nn_csv_writer *c, uint64_t v);
NN_DEF void nn_csv_put_bool(nn_csv_writer *c, int v);
NN_DEF void nn_csv_put_missing(nn_csv_writer *c);
/* element i, by its dtype */
NN_DEF void nn_csv_put_elem(nn_csv_writer *c, const nn_tensor *t, size_t i);
/* nn_csv_put_f64s, nn_csv_put_f32s: n cells at once. */
NN_DEF void nn_csv_put_f64s(nn_csv_writer *c, const double *v, size_t n);
NN_DEF void nn_csv_put_f32s(nn_csv_writer *c, const float *v, size_t n);
/* nn_csv_end: hands the rest to w; NN_E_ARG when a row is incomplete. The writer is over; w is not
 * committed. */
NN_DEF nn_status nn_csv_end(nn_csv_writer *c, nn_error *err);
/* nn_csv_write_xy: x [n,d] (f32, f64, any integer, bool) and y [n] (NULL = none) as one file,
 * atomically. names [d] NULL = "0", "1", ...;
 * label NULL = "target". y i64 with classes ([k] text) is written as text. */
NN_DEF nn_status nn_csv_write_xy(const char *path, const nn_tensor *x, const nn_tensor *y,
                                 const char *const *names, const char *label,
                                 const nn_tensor *classes, const nn_file_opts *opts, nn_error *err);
/* nn_csv_write: a table, as pandas would write the DataFrame it reads. */
NN_DEF nn_status nn_csv_write(const char *path, const nn_table *t, const nn_file_opts *opts, nn_error *err);
#endif /* NN_NO_CSV */

/* ==== [JSON] JSON and JSON lines ========================================= */
/* Stands on [COMMON]; costs 28 KB. NN_NO_JSON leaves it out. */
#ifndef NN_NO_JSON
/* Strict RFC 8259 (and its UTF-8) into a tree of nodes in an arena of the caller's; the same nodes
 * hold YAML. */
#define NN_JSON_MAX_DEPTH 512

typedef enum nn_json_type {  /* Kinds of values; integers keep their 64 bits. */
    NN_JSON_NULL = 0,
    NN_JSON_BOOL,
    NN_JSON_INT,
    NN_JSON_UINT,
    NN_JSON_REAL,
    NN_JSON_STRING,
    NN_JSON_ARRAY,
    NN_JSON_OBJECT
} nn_json_type;
typedef struct nn_json nn_json;
struct nn_json {
    nn_json_type type;
    uint32_t line, col;        /* where the value starts in its text (a member of a YAML map: its
                                  key), from 1; bytes; 0 = made by hand */
    uint32_t key_len;
    const char *key;           /* member of an object: its name, terminated; else NULL  */
    nn_json *next;             /* next member or element  */
    size_t n;                  /* string: bytes; array, object: members  */
    union {
        int64_t  i;            /* INT: every integer that fits; BOOL: 0, 1  */
        uint64_t u;            /* UINT: above INT64_MAX  */
        double   d;            /* REAL: has a point or an exponent, or is beyond 64 bits  */
        char    *s;            /* STRING: UTF-8, terminated; may hold NULs, so mind n  */
        nn_json *first;        /* ARRAY, OBJECT  */
    } v;
};
typedef struct nn_json_desc {  /* How JSON is read. Zeroed = strict. */
    size_t max_depth;          /* 0 = NN_JSON_MAX_DEPTH  */
    int    duplicates;         /* 0 = an error; 1 = the last one wins; 2 = all are kept  */
    int    allow_nan;          /* 1 = NaN, Infinity, -Infinity are taken, as Python writes them  */
} nn_json_desc;
/* nn_json_parse: n bytes, one value, nothing behind it but white space. Everything is copied into
 * the arena (its limit bounds memory). name: what messages call the text, NULL = "json"; d NULL =
 * defaults. Errors carry byte, line and column: "run.json:3:14: expected ',' or '}', got 'x'".
 * Numbers beyond a double's range are refused. On failure *root is untouched. */
NN_DEF nn_status nn_json_parse(nn_json **root, nn_arena *arena, const char *text, size_t n,
                               const char *name, const nn_json_desc *d, nn_error *err);
NN_DEF nn_status nn_json_read(nn_json **root, nn_arena *arena, const char *path,
                              const nn_json_desc *d, const nn_file_opts *opts, nn_error *err);
/* Looking: NULL or `dflt` when v is NULL, of another type, or has no such member. */
NN_DEF nn_json *nn_json_get(const nn_json *v, const char *key);  /* member of an object */
NN_DEF nn_json *nn_json_at(const nn_json *v, size_t i);  /* element of an array, O(i) */
NN_DEF const char *nn_json_str(const nn_json *v, const char *dflt);
NN_DEF double   nn_json_num(const nn_json *v, double dflt);                               /* any number */
/* INT, or a REAL that is one exactly */
NN_DEF int64_t  nn_json_int(const nn_json *v, int64_t dflt);
NN_DEF int      nn_json_is(const nn_json *v, int dflt);                                   /* BOOL */
/* "null", "bool", "integer", "number", "string", "list", "map" */
NN_DEF const char *nn_json_type_name(nn_json_type t);
/* Building, in an arena: a node without children; key (may be NULL) is copied. NULL when memory is out.
 * nn_json_add links child at the end of an array or object (O(members)). */
NN_DEF nn_json *nn_json_new(nn_arena *a, nn_json_type type, const char *key);
NN_DEF nn_json *nn_json_new_str(nn_arena *a, const char *key, const char *s, size_t n);
NN_DEF void nn_json_add(nn_json *parent, nn_json *child);

/* JSON lines: one value per line, LF or CRLF, blank lines skipped; memory bounded by the longest line. */
#define NN_JSONL_MAX_LINE ((size_t)256 << 20)
typedef struct nn_jsonl nn_jsonl;
NN_DEF nn_status nn_jsonl_open(nn_jsonl **r, const char *path, const nn_json_desc *d,
                               const nn_file_opts *opts, nn_error *err);
/* nn_jsonl_open_from: the same over a reader; it is the stream's from now on, closed on failure too. */
NN_DEF nn_status nn_jsonl_open_from(nn_jsonl **r, nn_reader *in, const nn_json_desc *d,
                                    const nn_alloc *alloc, nn_error *err);
/* nn_jsonl_next: *value holds until the next call; NULL at the end. nn_jsonl_line: the line's
 * number; nn_jsonl_text: its bytes. */
NN_DEF nn_status nn_jsonl_next(nn_jsonl *r, nn_json **value, nn_error *err);
NN_DEF size_t nn_jsonl_line(const nn_jsonl *r);
NN_DEF const char *nn_jsonl_text(const nn_jsonl *r, size_t *n);
NN_DEF void nn_jsonl_close(nn_jsonl *r);                                                  /* NULL is fine */

/* Writing: appended to a buffer of the caller's, who sends it where it belongs (and may empty it
 * between calls). Failures
 * (memory, misuse, a non-finite number, depth) stick; nn_json_finish tells. A zeroed writer with
 * buf set is compact:
 *     nn_json_writer w = NN_ZERO;  w.buf = &b;
 *     nn_json_begin_object(&w);  nn_json_key(&w, "loss");  nn_json_f64(&w, 0.5);  nn_json_end(&w);
 *     if (nn_json_finish(&w, err) != NN_OK) ...                    b is {"loss":0.5} */
typedef enum nn_json_nan {
    NN_JSON_NAN_ERROR = 0,
    NN_JSON_NAN_NULL,
    NN_JSON_NAN_STRING /* "NaN" "Infinity" "-Infinity" */,
    NN_JSON_NAN_PYTHON /* the same, bare */
} nn_json_nan;
typedef struct nn_json_writer {
    nn_buf     *buf;
    int         indent;        /* 0 = compact; else spaces per level, one member per line (Python's
                                  indent=)  */
    int         spaced;        /* compact with ", " and ": ", as Python's json.dumps does  */
    int         ascii;         /* 1 = \uXXXX for all beyond ASCII (json.dumps's default); 0 = UTF-8
                                  as it is  */
    int         html;          /* 1 = '<' '>' '&' as \u003c ...: safe inside <script>  */
    nn_json_nan nan;
    int         lines;         /* 1 = nn_json_finish puts '\n' and the writer is ready for the next
                                  value (JSONL) */
    nn_status   status;  /* private */
    size_t      depth;
    unsigned char kind[NN_JSON_MAX_DEPTH / 8], some[NN_JSON_MAX_DEPTH / 8 + 1];
    unsigned char have_key, done;
    const char *why;
} nn_json_writer;
NN_DEF void nn_json_begin_object(nn_json_writer *w);
NN_DEF void nn_json_begin_array (nn_json_writer *w);
NN_DEF void nn_json_end   (nn_json_writer *w);  /* closes the innermost one */
NN_DEF void nn_json_key   (nn_json_writer *w, const char *key);
/* NULL = null; invalid UTF-8 fails */
NN_DEF void nn_json_string(nn_json_writer *w, const char *s);
NN_DEF void nn_json_stringn(nn_json_writer *w, const char *s, size_t n);
/* nn_json_lossy: n bytes that may not be UTF-8, such as a path: what is none becomes U+FFFD.
 * nn_json_member_path: member `key` with that text and, when bytes were lost, member "<key>_hex" with
 * all of them as hexadecimal digits. */
NN_DEF void nn_json_lossy(nn_json_writer *w, const char *s, size_t n);
NN_DEF void nn_json_member_path(nn_json_writer *w, const char *key, const char *path);
NN_DEF void nn_json_i64   (nn_json_writer *w, int64_t v);
NN_DEF void nn_json_u64   (nn_json_writer *w, uint64_t v);
NN_DEF void nn_json_f64   (nn_json_writer *w, double v);  /* shortest, Python's repr: 1.0, 1e-05 */
NN_DEF void nn_json_f32   (nn_json_writer *w, float v);
/* json.dumps(round(v, decimals)) */
NN_DEF void nn_json_rounded(nn_json_writer *w, double v, int decimals);
NN_DEF void nn_json_bool(nn_json_writer *w, int v);
NN_DEF void nn_json_null  (nn_json_writer *w);
/* a value already written; trusted */
NN_DEF void nn_json_raw   (nn_json_writer *w, const char *json, size_t n);
/* an array of numbers, on one line */
NN_DEF void nn_json_f64s  (nn_json_writer *w, const double *v, size_t n);
NN_DEF void nn_json_f32s  (nn_json_writer *w, const float *v, size_t n);
NN_DEF void nn_json_i64s  (nn_json_writer *w, const int64_t *v, size_t n);
NN_DEF void nn_json_tensor(nn_json_writer *w, const nn_tensor *t);  /* nested arrays, by dtype */
NN_DEF void nn_json_elem  (nn_json_writer *w, const nn_tensor *t, size_t i);  /* item i of it */
NN_DEF void nn_json_value (nn_json_writer *w, const nn_json *v);                          /* a whole tree */
/* nn_json_finish: NN_OK when exactly one value was written and nothing failed. */
NN_DEF nn_status nn_json_finish(nn_json_writer *w, nn_error *err);
#endif /* NN_NO_JSON */

/* ==== [YAML] the YAML 1.2 subset of config files ========================= */
/* Stands on [JSON]; costs 26 KB. NN_NO_YAML leaves it out. */
#ifndef NN_NO_YAML
/* Block maps and lists, flow [] {} over lines, plain, 'single' and "double" scalars, | and > with
 * - and +, comments, one leading ---; plain and quoted scalars go on over lines that are indented
 * more, where none of them looks like a key, a list or the start of another value. Core schema: null
 * ~, true false (three spellings each), integers (also 0o10, 0x1f), floats (also .inf .nan, 1e-4).
 * Refused with line and column: anchors, aliases, merge keys, tags, ? keys, several documents,
 * directives, tabs as indentation, duplicate keys. */
typedef struct nn_yaml_warning nn_yaml_warning;
/* "'no' is text here, false in YAML 1.1: quote it or write false" */
struct nn_yaml_warning { nn_yaml_warning *next; size_t line, col; char msg[128]; };
/* nn_yaml_parse: nodes in the arena, with line and column. warnings (may be NULL) receives a list,
 * in the arena too: plain yes/no/on/off, integers with a leading 0, 1_000, 12:30:45: what YAML 1.1
 * reads otherwise. Empty text is null. */
NN_DEF nn_status nn_yaml_parse(nn_json **root, nn_arena *arena, const char *text, size_t n,
                               const char *name, nn_yaml_warning **warnings, nn_error *err);
NN_DEF nn_status nn_yaml_read(nn_json **root, nn_arena *arena, const char *path,
                              nn_yaml_warning **warnings, const nn_file_opts *opts, nn_error *err);
/* nn_yaml_put_scalar: a string as a YAML scalar on one line, quoted when 1.1 or 1.2 would read it
 * as anything else. */
NN_DEF nn_status nn_yaml_put_scalar(nn_buf *out, const char *s, size_t n, nn_error *err);
/* nn_yaml_write: a tree in block style (two spaces; short lists of scalars in flow style), read
 * back equal by YAML 1.1 and 1.2. */
NN_DEF nn_status nn_yaml_write(nn_buf *out, const nn_json *root, nn_error *err);
#endif /* NN_NO_YAML */

/* ==== [DEFLATE] DEFLATE, zlib, gzip ====================================== */
/* Stands on [COMMON]; costs 30 KB. NN_NO_DEFLATE leaves it out. */
#ifndef NN_NO_DEFLATE
/* RFC 1951 inside RFC 1950 (zlib) or RFC 1952 (gzip). Levels: 0 stored, 1 fastest .. 6 default .. 9
 * smallest; the bytes depend on level and data alone (not on how the data were cut into pieces). */
typedef enum nn_deflate_wrap { NN_DEFLATE_RAW = 0, NN_DEFLATE_ZLIB, NN_DEFLATE_GZIP } nn_deflate_wrap;
/* nn_inflate: one whole stream from n bytes, appended to *out (on failure out->len is as before).
 *   limit  refuse more output than this; 0 = none  used  out, bytes of input taken (may be NULL:
 *          then nothing may follow)
 * NN_E_FORMAT with the byte named, NN_E_LIMIT, NN_E_NOMEM. Checksums of zlib and gzip are verified. */
NN_DEF nn_status nn_inflate(nn_buf *out, const void *data, size_t n, nn_deflate_wrap wrap,
                            size_t limit, size_t *used, nn_error *err);
NN_DEF nn_status nn_deflate(nn_buf *out, const void *data, size_t n, nn_deflate_wrap wrap,
                            int level, nn_error *err);
typedef struct nn_inflater nn_inflater;  /* Streaming, in bounded memory. */
NN_DEF nn_status nn_inflater_open(nn_inflater **z, nn_deflate_wrap wrap, const nn_alloc *alloc,
                                  nn_error *err);
NN_DEF void      nn_inflater_reset(nn_inflater *z);  /* a new stream from the next byte on */
/* nn_inflater_run: takes from *in, gives to *out, moves both, until one is used up or the stream
 * ends (*done = 1; the rest of *in belongs to the caller). last: no more input will come; what is
 * missing then is NN_E_FORMAT. */
NN_DEF nn_status nn_inflater_run(nn_inflater *z, const unsigned char **in, size_t *in_n, int last,
                                 unsigned char **out, size_t *out_n, int *done, nn_error *err);
NN_DEF void      nn_inflater_close(nn_inflater *z);                                    /* NULL is fine */
typedef struct nn_deflater nn_deflater;
NN_DEF nn_status nn_deflater_open(nn_deflater **z, nn_deflate_wrap wrap, int level,
                                  const nn_alloc *alloc, nn_error *err);
/* what is ready is appended to *out */
NN_DEF nn_status nn_deflater_put(nn_deflater *z, const void *data, size_t n, nn_buf *out, nn_error *err);
/* the rest and the trailer; then only close */
NN_DEF nn_status nn_deflater_end(nn_deflater *z, nn_buf *out, nn_error *err);
NN_DEF void      nn_deflater_close(nn_deflater *z);                                    /* NULL is fine */
#endif /* NN_NO_DEFLATE */

/* ==== [ZIP] zip containers =============================================== */
/* Stands on [DEFLATE]; costs 23 KB. NN_NO_ZIP leaves it out. */
#ifndef NN_NO_ZIP
#define NN_MAX_ZIP_NAME 4096
/* Reading: stored and deflated members, zip64. Refused by name: encryption, other methods, several
 * disks, overlapping members, headers that contradict each other, unsafe or double names, a member
 * that claims more than 1,032 times its packed size. CRC-32 is verified whenever a member was read
 * from its first byte to its last. */
typedef struct nn_zip_entry {
    const char *name;                      /* as stored, NUL-terminated                              */
    uint64_t size, packed;                 /* bytes, unpacked and in the file                        */
    uint64_t header;                       /* offset of its local header                             */
    uint32_t crc;
    unsigned method, flags;                /* method 0 = stored, 8 = deflate                         */
} nn_zip_entry;
typedef struct nn_zip nn_zip;
NN_DEF nn_status nn_zip_open(nn_zip **z, const char *path, const nn_file_opts *opts, nn_error *err);
/* nn_zip_memory: the bytes must stay until nn_zip_close. */
NN_DEF nn_status nn_zip_memory(nn_zip **z, const void *data, size_t n, const nn_file_opts *opts,
                               nn_error *err);
NN_DEF void      nn_zip_close(nn_zip *z);
NN_DEF size_t    nn_zip_count(const nn_zip *z);
/* in the order of the directory */
NN_DEF const nn_zip_entry *nn_zip_at(const nn_zip *z, size_t i);
NN_DEF size_t    nn_zip_find(const nn_zip *z, const char *name);  /* SIZE_MAX when absent */
/* nn_zip_data_offset: where the packed bytes of member i begin (checks its local header). */
NN_DEF nn_status nn_zip_data_offset(nn_zip *z, size_t i, uint64_t *offset, nn_error *err);
/* nn_zip_read: bytes [first, first + n) of member i, unpacked. Reading on behind the last call on
 * the same member goes on in the stream; going back starts it again. Memory: 32 KiB of history and
 * two buffers, whatever the sizes. */
NN_DEF nn_status nn_zip_read(nn_zip *z, size_t i, uint64_t first, void *buf, size_t n, nn_error *err);
/* Writing, atomically. Members get no time stamp: the same content gives the same bytes. */
typedef struct nn_zip_writer nn_zip_writer;
NN_DEF nn_status nn_zip_create(nn_zip_writer **w, const char *path, const nn_file_opts *opts,
                               nn_error *err);
NN_DEF nn_status nn_zip_create_memory(nn_zip_writer **w, nn_buf *out, const nn_file_opts *opts,
                                      nn_error *err);
/* nn_zip_begin: a member of `size` bytes (exact); level 0 = stored, its data at a multiple of 64;
 * then nn_zip_put until
 * all is there, then nn_zip_end. */
NN_DEF nn_status nn_zip_begin(nn_zip_writer *w, const char *name, uint64_t size, int level, nn_error *err);
NN_DEF nn_status nn_zip_put(nn_zip_writer *w, const void *data, size_t n, nn_error *err);
NN_DEF nn_status nn_zip_end(nn_zip_writer *w, nn_error *err);
/* nn_zip_copy: member i of another archive, packed as it is. */
NN_DEF nn_status nn_zip_copy(nn_zip_writer *w, nn_zip *from, size_t i, nn_error *err);
NN_DEF nn_status nn_zip_commit(nn_zip_writer *w, nn_error *err);  /* w is gone in every case */
NN_DEF void      nn_zip_abort(nn_zip_writer *w);
#endif /* NN_NO_ZIP */

/* ==== [NPY] NumPy arrays: NPY, NPZ ======================================= */
/* Stands on [ZIP]; costs 36 KB. NN_NO_NPY leaves it out. */
#ifndef NN_NO_NPY
#define NN_MAX_NPY_HEADER 65536            /* bytes of header text */
/* nn_npy_read: *t zeroed before; gzip is seen through. nn_npy_write: C order, header bytes as NumPy
 * writes them; bf16 is NN_E_UNSUPPORTED (NumPy has none). opts NULL = defaults. */
NN_DEF nn_status nn_npy_read(nn_tensor *t, const char *path, const nn_file_opts *opts, nn_error *err);
/* one array; r then stands behind it */
NN_DEF nn_status nn_npy_read_from(nn_tensor *t, nn_reader *r, const nn_alloc *alloc, nn_error *err);
/* header only; r then stands at the data */
NN_DEF nn_status nn_npy_peek(nn_npy_info *info, nn_reader *r, nn_error *err);
/* nn_npy_data: the array behind a header that nn_npy_peek has read from r. */
NN_DEF nn_status nn_npy_data(nn_tensor *t, const nn_npy_info *info, nn_reader *r,
                             const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_npy_write(const char *path, const nn_tensor *t, const nn_file_opts *opts,
                              nn_error *err);
NN_DEF nn_status nn_npy_write_to(nn_writer *w, const nn_tensor *t, nn_error *err);
/* Structured arrays by field, and dates: each field becomes an entry "NAME.field" of *arrays, of a field with
 * fields "NAME.field.inner" (a field's own shape comes behind the array's), whatever its order of bytes and place in
 * the record. datetime64 and timedelta64 come as int64 counts of their unit, NaT as the lowest. A plain array is one
 * entry, NAME. NAME "": the fields' names alone. In memory: the array twice. */
typedef struct nn_npy_parts {
    nn_dict *arrays;           /* gets the entries, in order; unchanged on failure but for whole fields */
    nn_buf  *units;            /* NULL, or gets per entry "datetime64[ns]", "timedelta64[D]" or "", with its NUL */
    nn_buf  *left;             /* NULL: a field that cannot be read (raw bytes, long double) refuses the array; else
                                  as nn_file_opts.left */
} nn_npy_parts;
#define NN_MAX_NPY_NESTING 8
NN_DEF nn_status nn_npy_read_parts(const nn_npy_parts *to, const char *name, const char *path,
                                   const nn_file_opts *opts, nn_error *err);
/* one array; r then stands behind it */
NN_DEF nn_status nn_npy_read_parts_from(const nn_npy_parts *to, const char *name, nn_reader *r,
                                        const nn_alloc *alloc, nn_error *err);
/* nn_npy_header: the header that nn_npy_write puts before the data (for writers of rows that know
 * the shape beforehand). */
NN_DEF nn_status nn_npy_header(nn_buf *out, const nn_tensor *shape_and_dtype, nn_error *err);
/* nn_npy_write_data: the data of t alone, little-endian, as they stand behind a header: for those writers. */
NN_DEF nn_status nn_npy_write_data(nn_writer *w, const nn_tensor *t, nn_error *err);

/* NPZ, whole: every array into *d (zeroed; its alloc is used for all), names without ".npy"; a
 * member that is no array is NN_E_UNSUPPORTED.
 * nn_npz_write: in order; level 0 = stored (64-byte aligned data), 1..9 = deflated. The same dict
 *   gives the same bytes. */
NN_DEF nn_status nn_npz_read(nn_dict *d, const char *path, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_npz_write(const char *path, const nn_dict *d, int level,
                              const nn_file_opts *opts, nn_error *err);
typedef struct nn_npz nn_npz;  /* NPZ, by member, nothing loaded that is not asked for. */
NN_DEF nn_status nn_npz_open(nn_npz **z, const char *path, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_npz_memory(nn_npz **z, const void *data, size_t n, const nn_file_opts *opts,
                               nn_error *err);
NN_DEF void      nn_npz_close(nn_npz *z);                                              /* NULL is fine */
NN_DEF size_t    nn_npz_count(const nn_npz *z);
/* without ".npy"; NULL when out of range */
NN_DEF const char *nn_npz_name(const nn_npz *z, size_t i);
NN_DEF size_t    nn_npz_find(const nn_npz *z, const char *name);  /* SIZE_MAX when absent */
NN_DEF nn_status nn_npz_info(nn_npz *z, size_t i, nn_npy_info *info, nn_error *err);
/* the whole array, allocated with opts->alloc */
NN_DEF nn_status nn_npz_get(nn_npz *z, size_t i, nn_tensor *t, nn_error *err);
/* nn_npz_get_rows: rows [first, first + n) of array i as a new tensor. Deflated members are
 * streamed: rows asked for in
 * ascending order cost one pass in all; nothing behind the last row is unpacked. */
NN_DEF nn_status nn_npz_get_rows(nn_npz *z, size_t i, size_t first, size_t n, nn_tensor *t, nn_error *err);
/* nn_npz_get_items: items [first, first + n) of array i in C order, counted flat, as a new [n]
 * tensor; C-ordered members only
 * (NN_E_UNSUPPORTED otherwise). The same rule for deflated members. */
NN_DEF nn_status nn_npz_get_items(nn_npz *z, size_t i, size_t first, size_t n, nn_tensor *t, nn_error *err);
/* nn_npz_get_parts: array i by field, see nn_npy_parts; its name in the archive is NAME. */
NN_DEF nn_status nn_npz_get_parts(nn_npz *z, size_t i, const nn_npy_parts *to, nn_error *err);
/* nn_npz_map: a stored, native, C-ordered, aligned member as a view into the mapped file, valid
 * until nn_npz_close;
 * NN_E_UNSUPPORTED with the reason otherwise. The CRC is not verified, and a file that somebody
 * shortens meanwhile kills the process (SIGBUS): ask for it only where you own the file. */
NN_DEF nn_status nn_npz_map(nn_npz *z, size_t i, nn_tensor *view, nn_error *err);
/* Writing array by array. append = 1: what is in the file already is copied first, packed as it is
 * (nothing is lost when the process dies meanwhile); an equal name is NN_E_ARG. */
typedef struct nn_npz_writer nn_npz_writer;
NN_DEF nn_status nn_npz_create(nn_npz_writer **w, const char *path, int append,
                               const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_npz_put(nn_npz_writer *w, const char *name, const nn_tensor *t, int level,
                            nn_error *err);
/* nn_npz_begin / _rows / _end: an array given in pieces of whole rows; shape[0] must be right from
 * the start. */
NN_DEF nn_status nn_npz_begin(nn_npz_writer *w, const char *name, nn_dtype dtype, size_t ndim,
                              const size_t *shape, int level, nn_error *err);
NN_DEF nn_status nn_npz_rows(nn_npz_writer *w, const void *data, size_t bytes, nn_error *err);
NN_DEF nn_status nn_npz_end(nn_npz_writer *w, nn_error *err);
NN_DEF nn_status nn_npz_commit(nn_npz_writer *w, nn_error *err);  /* w is gone in every case */
NN_DEF void      nn_npz_abort(nn_npz_writer *w);                                       /* NULL is fine */
#endif /* NN_NO_NPY */

/* ==== [IDX] IDX arrays =================================================== */
/* Stands on [COMMON]; costs 5 KB. NN_NO_IDX leaves it out. */
#ifndef NN_NO_IDX
/* IDX (MNIST): u8 i8 i16 i32 f32 f64, big-endian in the file; gzip is seen through. */
NN_DEF nn_status nn_idx_read(nn_tensor *t, const char *path, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_idx_read_from(nn_tensor *t, nn_reader *r, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_idx_write(const char *path, const nn_tensor *t, const nn_file_opts *opts,
                              nn_error *err);
#endif /* NN_NO_IDX */

/* ==== [PTH] PyTorch checkpoints ========================================== */
/* Stands on [ZIP]; costs 58 KB. NN_NO_PTH leaves it out. */
#ifndef NN_NO_PTH
/* values in one pickle, shared ones counted once per place they appear: 2^20 and one more per byte of the
 * file, up to this; names after flattening: a sixteenth of that, 65,536 and more */
#define NN_MAX_PTH_OBJECTS ((size_t)1 << 25)
#define NN_MAX_PTH_DEPTH 64                    /* containers inside containers */
typedef struct nn_pth_opts {  /* How checkpoints are read and written. NULL or zeroed = defaults. */
    nn_file_opts file;
    char separator;    /* reading: joins the keys of nested containers, 0 = '.'. Writing: splits
                          names into levels, 0 = not at all */
    int  no_crc;       /* reading: 1 = do not verify member checksums (files whose writer put wrong
                          ones; 0 always means "none") */
    const char *note;  /* writing: text of one more record, archive/nn.json, which torch.load leaves
                          alone; NULL = none. nn_zip_open finds it */
    nn_buf *kinds;     /* what the pickle holds, to write it again as it was. Reading appends a word and its
                          NUL per entry: a letter per level, 's' text key, 'i' integer key, 'l' list,
                          'u' tuple; then 't' tensor, 'v' Python value (1-d: a list), 'u' tuple of numbers,
                          'm' list or 'M' tuple of integers and floats with an 'i' or 'f' for each,
                          'b' integer beyond int64 or, with an empty text as entry, which there is only
                          with kinds set, 'n' None, 'd' empty dict, 'e' empty list, 'z' empty tuple.
                          Writing with the separator that the names were read with follows these words
                          instead of its own rules */
} nn_pth_opts;
/* nn_pth_read: a checkpoint of torch.save (zip, or the legacy stream) into *d (zeroed; its alloc is
 * used for all). The pickle is read as data: nothing in it is ever called. Accepted are dicts,
 * lists, tuples, sets, numbers, text, bytes, None, tensors and parameters, torch.Size, dtypes,
 * devices, NumPy's arrays and scalars; any other class is NN_E_UNSUPPORTED, named (a whole pickled
 * module is such), unless opts->file.left is set. Integers beyond int64 come as text. Nested
 * containers are flattened: {"model": {"fc.weight": W}, "loss": [0.5, 0.25], "runs": ["a", "b"],
 * "epoch": 3} becomes "model.fc.weight", "loss", "runs.0", "runs.1", "epoch": numbers and text are
 * 0-d tensors (i64, f64, bool, c128, ucs4; bytes -> bytes), a list or tuple of numbers is one 1-d
 * tensor (i64, f64 or bool; integers beyond 2^53 beside floats are entries of their own), dtypes and
 * devices are text, None and empty containers leave no entry;
 * a bare tensor is called "tensor". Tensors are copied out contiguous, also shared and strided
 * ones. */
NN_DEF nn_status nn_pth_read(nn_dict *d, const char *path, const nn_pth_opts *opts, nn_error *err);
NN_DEF nn_status nn_pth_read_memory(nn_dict *d, const void *data, size_t n, const nn_pth_opts *opts,
                                    nn_error *err);
/* nn_pth_read_zip: the same from an archive that is open, and stays so (nn_zip_read then reads what
 * opts->file.places has left there). */
NN_DEF nn_status nn_pth_read_zip(nn_dict *d, nn_zip *zip, const nn_pth_opts *opts, nn_error *err);
/* nn_pth_write: what torch.load(weights_only=True) reads. Without separator: one OrderedDict, every
 * value a tensor (text: str). With separator c, "a<c>b" is key "b" of the dict under "a". A level
 * that holds f32, f16, bf16 or anything of two or more dimensions is a state dict: all its values
 * are tensors. In other levels 0-d values are Python numbers and 1-d values lists of numbers (keep
 * epoch, lr, losses as i64 or f64). A level whose keys are 0, 1, 2 .. in order is a list, but under
 * the key "state" a dict with int keys, as PyTorch's optimizers want. */
NN_DEF nn_status nn_pth_write(const char *path, const nn_dict *d, const nn_pth_opts *opts, nn_error *err);
/* nn_pth_state: keep what belongs to the model of a read checkpoint: entries under
 * "model_state_dict.", "model_state.", "state_dict.",
 * "model.", "net.", "network." or "module." (the first prefix of these that holds an array), prefix
 * removed, repeatedly; entries elsewhere go. Without such a prefix nothing changes. */
NN_DEF nn_status nn_pth_state(nn_dict *d, nn_error *err);
/* nn_npy_object_text: for nn_file_opts.objects, not to be called: the pickle behind a header of dtype object, when
 * all its items are str, as text. Nothing is executed; what holds another object is refused. */
NN_DEF nn_status nn_npy_object_text(void *source, nn_tensor *t, const nn_npy_info *info, const nn_alloc *alloc);
#endif /* NN_NO_PTH */

/* ==== [SAFETENSORS] safetensors ========================================== */
/* Stands on [JSON]; costs 16 KB. NN_NO_SAFETENSORS leaves it out. */
#ifndef NN_NO_SAFETENSORS
#define NN_MAX_SAFETENSORS_HEADER 100000000    /* bytes, the reference's own bound */
/* nn_safetensors_read: every tensor into *d (zeroed; its alloc is used for all) in the order of the
 * data; meta (may be
 * NULL; zeroed) gets the strings of "__metadata__" as 0-d text. Validated as the reference does:
 * offsets contiguous from 0, no gap, no overlap, no trailing bytes, sizes as shape and dtype say;
 * double names are refused too. F8, F6, F4 kinds come as u8 codes when opts->left or ->places is set, else they
 * are NN_E_UNSUPPORTED. With opts->left a dtype that is not known, and a tensor of more than NN_MAX_DIMS
 * dimensions, is left out and named there.
 * nn_safetensors_write: dtype descending, then name, header padded to 8: the reference's own order. */
NN_DEF nn_status nn_safetensors_read(nn_dict *d, nn_dict *meta, const char *path,
                                     const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_safetensors_read_memory(nn_dict *d, nn_dict *meta, const void *data, size_t n,
                                            const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_safetensors_write(const char *path, const nn_dict *d, const nn_dict *meta,
                                      const nn_file_opts *opts, nn_error *err);
#endif /* NN_NO_SAFETENSORS */

/* ==== [GGUF] GGUF models ================================================= */
/* Stands on [COMMON]; costs 20 KB. NN_NO_GGUF leaves it out. */
#ifndef NN_NO_GGUF
#define NN_MAX_GGUF_HEADER ((size_t)1 << 28)   /* bytes of metadata and names                        */
#define NN_MAX_GGUF_DEPTH 8                    /* arrays inside arrays                               */
/* Versions 2 and 3, either byte order. Every size is held against the file's before it is used; keys and
 * names are unique;
 the tensors fill the data without overlap, gap or bytes behind, each from a multiple of
 * the alignment on, as the reference lays them out. */
typedef enum nn_gguf_type {                /* of metadata; numbers as in the file                    */
    NN_GGUF_U8 = 0, NN_GGUF_I8, NN_GGUF_U16, NN_GGUF_I16, NN_GGUF_U32, NN_GGUF_I32, NN_GGUF_F32,
    NN_GGUF_BOOL, NN_GGUF_TEXT, NN_GGUF_ARRAY, NN_GGUF_U64, NN_GGUF_I64, NN_GGUF_F64
} nn_gguf_type;
typedef struct nn_gguf_value {
    nn_gguf_type type, of;                 /* of: an array's items                                   */
    uint64_t n;                            /* array: its items; text: its bytes                      */
    uint64_t u;                            /* U8 .. U64, BOOL (0 or 1)                               */
    int64_t  i;                            /* I8 .. I64                                              */
    double   d;                            /* F32, F64                                               */
    const char *text;                      /* and a NUL; lives as long as g                            */
    const unsigned char *next;             /* array: where nn_gguf_item goes on                      */
} nn_gguf_value;
typedef struct nn_gguf_info {
    unsigned version;
    int      big_endian;
    uint64_t alignment, data;              /* data: the file's byte that tensors' offsets count from */
} nn_gguf_info;
typedef struct nn_gguf_tensor {
    const char *name, *type;               /* type: "F32", "Q4_K"; "type 99" when nobody knows it    */
    nn_dtype dtype;                        /* NN_DTYPE_NONE: quantised or unknown, listed, not read  */
    size_t   ndim, shape[NN_MAX_DIMS];     /* row-major: the file's dimensions, last first           */
    uint64_t offset, bytes;                /* bytes: 0 with NN_DTYPE_NONE = not known                */
} nn_gguf_tensor;
/* nn_gguf_open reads the header: metadata and the list of tensors, no data. A pipe is NN_E_UNSUPPORTED.
 * opts: io, alloc, name; limit: bytes of one tensor's data, 0 = none. */
typedef struct nn_gguf nn_gguf;
NN_DEF nn_status nn_gguf_open(nn_gguf **g, const char *path, const nn_file_opts *opts,
                              nn_error *err);
/* nn_gguf_memory: of bytes of the caller's, which must stay until nn_gguf_close. */
NN_DEF nn_status nn_gguf_memory(nn_gguf **g, const void *data, size_t n, const nn_file_opts *opts,
                                nn_error *err);
NN_DEF void      nn_gguf_close(nn_gguf *g);                                            /* NULL is fine */
NN_DEF const nn_gguf_info *nn_gguf_head(const nn_gguf *g);
NN_DEF size_t    nn_gguf_count(const nn_gguf *g);                                      /* of tensors */
/* the tensor, in the file's order; NULL when out of range; lives as long as g */
NN_DEF const nn_gguf_tensor *nn_gguf_at(const nn_gguf *g, size_t i);
/* nn_gguf_get: its values as a new tensor, in native byte order; quantised ones are NN_E_UNSUPPORTED. */
NN_DEF nn_status nn_gguf_get(nn_gguf *g, size_t i, nn_tensor *t, nn_error *err);
NN_DEF size_t    nn_gguf_meta_count(const nn_gguf *g);
/* nn_gguf_meta: the key of pair i of the metadata, and its value into *v; NULL when out of range.
 * nn_gguf_find: the pair of that key, SIZE_MAX when absent.
 * nn_gguf_item: the next item of an array into *item: 1; at its end 0. */
NN_DEF const char *nn_gguf_meta(const nn_gguf *g, size_t i, nn_gguf_value *v);
NN_DEF size_t    nn_gguf_find(const nn_gguf *g, const char *key);
NN_DEF int       nn_gguf_item(nn_gguf_value *array, nn_gguf_value *item);
NN_DEF const char *nn_gguf_type_name(nn_gguf_type type);       /* "u8" .. "f64", "bool", "text", "array" */
/* nn_gguf_read: every tensor into *d (zeroed; its alloc is used for all). Quantised ones are NN_E_UNSUPPORTED
 * or, with opts->left, left out and named there; opts->places works as for safetensors. nn_gguf_dict: the same
 * from a file that is open for its metadata, too; opts: left and places alone. */
NN_DEF nn_status nn_gguf_dict(nn_dict *d, nn_gguf *g, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_gguf_read(nn_dict *d, const char *path, const nn_file_opts *opts,
                              nn_error *err);
NN_DEF nn_status nn_gguf_read_memory(nn_dict *d, const void *data, size_t n,
                                     const nn_file_opts *opts,
                                     nn_error *err);
#endif

/* ==== [EVENTS] TensorBoard event files =================================== */
/* Stands on [PNG]; costs 16 KB. NN_NO_EVENTS leaves it out. */
#ifndef NN_NO_EVENTS
/* Writing appends whole records, one write() each; a torn record at the end (a killed run) is cut
 * when the file is opened again. wall: seconds since 1970. Tags and text are UTF-8. */
typedef struct nn_events nn_events;
/* nn_events_path: DIR/events.out.tfevents.SECONDS.nn.0 into buf. */
NN_DEF nn_status nn_events_path(char *buf, size_t cap, const char *dir, uint64_t seconds, nn_error *err);
NN_DEF nn_status nn_events_open(nn_events **e, const char *path, double wall,
                                const nn_file_opts *opts, nn_error *err);
/* stored as float */
NN_DEF nn_status nn_events_scalar(nn_events *e, const char *tag, double value, int64_t step,
                                  double wall, nn_error *err);
/* nn_events_histogram: of the finite ones of n values, in `bins` (0 = 30) equal bins over their range. */
NN_DEF nn_status nn_events_histogram(nn_events *e, const char *tag, const float *x, size_t n,
                                     size_t bins, int64_t step, double wall, nn_error *err);
/* nn_events_image: u8 [H,W], [H,W,3] or [H,W,4]. */
NN_DEF nn_status nn_events_image(nn_events *e, const char *tag, const nn_tensor *image,
                                 int64_t step, double wall, nn_error *err);
/* Markdown; tag + "/text_summary" */
NN_DEF nn_status nn_events_text(nn_events *e, const char *tag, const char *utf8, int64_t step,
                                double wall, nn_error *err);
/* nn_events_hparams: the HParams tab: 0-d numbers, bools and text of *hparams, and the tags of the
 * scalars that measure the run. */
NN_DEF nn_status nn_events_hparams(nn_events *e, const nn_dict *hparams, const char *const *metrics,
                                   size_t n_metrics, double wall, nn_error *err);
NN_DEF nn_status nn_events_sync(nn_events *e, nn_error *err);
/* syncs; e is gone in every case; NULL is fine */
NN_DEF nn_status nn_events_close(nn_events *e, nn_error *err);
/* Reading. Strings and bytes point into the reader's buffer: valid during the call only. */
typedef enum nn_event_kind {
    NN_EVENT_OTHER = 0,
    NN_EVENT_VERSION,
    NN_EVENT_SCALAR,
    NN_EVENT_HISTOGRAM,
    NN_EVENT_IMAGE,
    NN_EVENT_TEXT,
    NN_EVENT_HPARAMS
} nn_event_kind;
typedef struct nn_event {
    nn_event_kind kind;
    double wall; int64_t step;
    const char *tag;    size_t tag_n;      /* not terminated */
    const char *plugin; size_t plugin_n;   /* of the value's metadata, "" when absent */
    double value;                          /* scalar */
    const unsigned char *bytes; size_t bytes_n;   /* text, PNG of an image, version string, plugin
                                                     content of hparams */
    size_t n_bins; double min, max, num, sum, sum_squares;   /* histogram */
    const unsigned char *limits, *counts;  /* histogram: n_bins little-endian doubles each, right
                                              edges and counts; NULL when it is a [k,3] tensor,
                                              then: */
    const unsigned char *rows;             /* n_bins x (left, right, count) */
    int64_t width, height;                 /* image */
} nn_event;
/* nn_event_param_next: the next hyper-parameter of an event of kind NN_EVENT_HPARAMS, p->name NULL when
 * there are no more. Of its three records "_hparams_/session_start_info" has them, the others have none.
 *     nn_event_param p = NN_ZERO;
 *     while (nn_event_param_next(&p, ev, &e) == NN_OK && p.name) ...
 * name and text as long as ev holds; of two values of one name the later one counts. NN_E_FORMAT:
 * damaged content. */
typedef enum nn_event_param_kind {
    NN_EVENT_PARAM_NULL = 0,
    NN_EVENT_PARAM_NUMBER,
    NN_EVENT_PARAM_TEXT,
    NN_EVENT_PARAM_BOOL,
    NN_EVENT_PARAM_OTHER                   /* a list or a struct */
} nn_event_param_kind;
typedef struct nn_event_param {
    const char *name; size_t name_n;       /* not terminated */
    nn_event_param_kind kind;
    double number;                         /* a bool: 0 or 1 */
    const char *text; size_t text_n;       /* not terminated */
    size_t next, end;                      /* the reader's own: where it goes on */
} nn_event_param;
NN_DEF nn_status nn_event_param_next(nn_event_param *p, const nn_event *ev, nn_error *err);
/* nn_events_read: every record in order to `each` (one call per value; a status other than NN_OK
 * stops and is returned).
 * A torn record at the end is the end; a bad checksum before it is NN_E_FORMAT with its byte. */
NN_DEF nn_status nn_events_read(const char *path, nn_status (*each)(void *ctx, const nn_event *ev),
                                void *ctx, const nn_file_opts *opts, nn_error *err);
NN_DEF nn_status nn_events_read_from(nn_reader *r, nn_status (*each)(void *ctx, const nn_event *ev),
                                     void *ctx, uint64_t *good, nn_error *err);
#endif /* NN_NO_EVENTS */

/* ==== [PNG] PNG images =================================================== */
/* Stands on [DEFLATE]; costs 11 KB. NN_NO_PNG leaves it out. */
#ifndef NN_NO_PNG
#define NN_MAX_PNG_PIXELS ((size_t)1 << 28)
/* nn_png_encode: u8 [H,W] or [H,W,1] grey, [H,W,2] grey + alpha, [H,W,3] RGB, [H,W,4] RGBA; per
 * line the filter with the smallest sum of absolute differences; level 0..9. */
NN_DEF nn_status nn_png_encode(nn_buf *out, const nn_tensor *image, int level, nn_error *err);
NN_DEF nn_status nn_png_write(const char *path, const nn_tensor *image, int level,
                              const nn_file_opts *opts, nn_error *err);
/* nn_png_decode: u8 [H,W,C], C = 1, 2, 3, 4 as above: grey of 1 to 8 bits is spread to 0..255,
 * palettes become RGB or (with
 * tRNS) RGBA, tRNS on grey or RGB adds the alpha channel, 16 bits come out as u16. Interlaced
 * images are NN_E_UNSUPPORTED. Checksums are verified; unknown critical chunks refused. */
NN_DEF nn_status nn_png_decode(nn_tensor *image, const void *data, size_t n, const nn_alloc *alloc,
                               nn_error *err);
NN_DEF nn_status nn_png_read(nn_tensor *image, const char *path, const nn_file_opts *opts, nn_error *err);
#endif /* NN_NO_PNG */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_FMT_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_FMT_IMPLEMENTED)
#define NN_FMT_IMPLEMENTED
#include "nn_tensor.h"   /* again: after a plain include, this implements what we stand on */
#include <float.h>
NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [IO] --------------------------------------------------------------- */
#include <errno.h>
#if defined(NN_NO_POSIX)
#define NNI_POSIX 0
#elif defined(__unix__) || defined(__unix) || (defined(__APPLE__) && defined(__MACH__))
#define NNI_POSIX 1
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#ifndef LOCK_EX          /* macOS and the BSDs hide flock behind _POSIX_C_SOURCE; the numbers are everybody's */
#define LOCK_EX 2
#define LOCK_NB 4
extern int flock(int fd, int how);
#endif
#if defined(__APPLE__) && !defined(F_FULLFSYNC)
#define F_FULLFSYNC 51   /* hidden likewise */
#endif
#else
#define NNI_POSIX 0
#ifdef _WIN32
#define NNI_WINDOWS 1
#endif
#endif

/* little- and big-endian loads and stores of what files hold, from any address */
NNI_FN uint32_t nni_le16(const void *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] | (uint32_t)u[1] << 8;
}
NNI_FN uint32_t nni_le32(const void *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return nni_le16(u) | nni_le16(u + 2) << 16;
}
NNI_FN uint64_t nni_le64(const void *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return nni_le32(u) | (uint64_t)nni_le32(u + 4) << 32;
}
NNI_FN uint32_t nni_be32(const void *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}
NNI_FN void nni_put_le16(void *p, uint32_t v)
{
    unsigned char *u = (unsigned char *)p;
    u[0] = (unsigned char)v;
    u[1] = (unsigned char)(v >> 8);
}
NNI_FN void nni_put_le32(void *p, uint32_t v)
{
    nni_put_le16(p, v);
    nni_put_le16((unsigned char *)p + 2, v >> 16);
}
NNI_FN void nni_put_le64(void *p, uint64_t v)
{
    nni_put_le32(p, (uint32_t)v);
    nni_put_le32((unsigned char *)p + 4, (uint32_t)(v >> 32));
}
NNI_FN void nni_put_be32(void *p, uint32_t v)
{
    unsigned char *u = (unsigned char *)p;
    u[0] = (unsigned char)(v >> 24);
    u[1] = (unsigned char)(v >> 16);
    u[2] = (unsigned char)(v >> 8);
    u[3] = (unsigned char)v;
}
NNI_FN int nni_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char b;
    memcpy(&b, &one, 1);
    return b == 0;
}

NN_DEF const char *nn_errno_text(int e)
{
    switch (e) {                           /* ISO C and POSIX values that file calls really give */
    case 0: return "no error";
#ifdef ENOENT
    case ENOENT: return "no such file or folder";
#endif
#ifdef ENAMETOOLONG                        /* POSIX's values, which come together */
    case EACCES: return "permission denied";
    case EPERM: return "operation not permitted";
    case EEXIST: return "already exists";
    case ENOTDIR: return "a part of the path is not a folder";
    case EISDIR: return "is a folder";
    case ENOSPC: return "no space left on the device";
    case EFBIG: return "file too large";
    case EIO: return "input/output error";
    case EROFS: return "read-only file system";
    case EMFILE: return "too many open files in this process";
    case ENFILE: return "too many open files in the system";
    case ENAMETOOLONG: return "name too long";
    case ELOOP: return "too many symbolic links";
    case ENOMEM: return "out of memory";
    case EBUSY: return "busy";
    case EINTR: return "interrupted";
    case EAGAIN: return "locked or not ready";
    case EPIPE: return "nobody reads the pipe";
    case EXDEV: return "on another device";
    case ENOTEMPTY: return "folder not empty";
    case ENODEV: return "no such device";
    case EBADF: return "not open for this";
    case ESPIPE: return "a pipe has no positions";
    case EINVAL: return "invalid argument";
#endif
#ifdef ENOSYS
    case ENOSYS: return "not possible on this system";
#endif
#ifdef EDQUOT
    case EDQUOT: return "disk quota exceeded";
#endif
    default: return "system error";
    }
}
/* "name: message", and "name: byte N: message"; the name masked and of bounded length */
NNI_FN nn_status nni_err(nn_error *err, nn_status s, const char *name, const char *fmt, ...) NN_PRINTF(4, 5);
NNI_FN nn_status nni_err(nn_error *err, nn_status s, const char *name, const char *fmt, ...)
{
    char nb[64], msg[sizeof err->msg];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);
    return nn_error_set(err, s, "%s: %s", nni_name(nb, name), msg);
}
NNI_FN nn_status nni_err_at(nn_error *err, nn_status s, const char *name, uint64_t at, const char *fmt,
    ...) NN_PRINTF(5, 6);
NNI_FN nn_status nni_err_at(nn_error *err, nn_status s, const char *name, uint64_t at, const char *fmt, ...)
{
    char nb[64], msg[sizeof err->msg];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);
    return nn_error_at(err, s, (size_t)at, 0, 0, "%s: byte %llu: %s", nni_name(nb, name), (unsigned long long)at, msg);
}
#ifdef ENOSYS
#define NNI_ENOSYS ENOSYS
#else
#define NNI_ENOSYS (-2)
#endif
#ifdef EEXIST
#define NNI_EEXIST EEXIST
#else
#define NNI_EEXIST (-3)
#endif
/* "name: what: why"; codes without a text of ours show their number */
/* What a part that knows no file reported, with the file before it ("nn_part: ", "csv: " go; what
 * names the file already stays); place and status too. */
NNI_FN nn_status nni_fail_in(nn_error *err, nn_status s, const char *name)
{
    nn_error e;
    char nb[64];
    const char *m = e.msg, *p;
    if (s == NN_OK || !err) return s;
    e = *err;
    nni_name(nb, name);
    if (strncmp(m, nb, strlen(nb)) == 0) return s;
    if ((strncmp(m, "nn_", 3) == 0 || strncmp(m, "csv: ", 5) == 0) && (p = strstr(m, ": ")) != NULL)
        m = p + 2;
    return nn_error_at(err, s, e.offset, e.line, e.col, "%s: %.120s", nb, m);
}
NNI_FN nn_status nni_io_fail(nn_error *err, const char *name, const char *what, int e)
{
    const char *t = nn_errno_text(e);
    if (e == NNI_ENOSYS) return nni_err(err, NN_E_UNSUPPORTED, name, "%s: not possible on this system", what);
    if (strcmp(t, "system error") == 0)
        return nni_err(err, NN_E_IO, name, "%s: system error %d", what, e);
    return nni_err(err, NN_E_IO, name, "%s: %s", what, t);
}

#ifdef EINTR
#define NNI_EINTR EINTR
#else
#define NNI_EINTR (-1)
#endif
#ifdef EIO
#define NNI_EIO EIO
#else
#define NNI_EIO ERANGE
#endif
#ifdef EINVAL
#define NNI_EINVAL EINVAL
#else
#define NNI_EINVAL EDOM
#endif

#if NNI_POSIX
NNI_FN int nni_px_err(void) { return errno ? errno : NNI_EIO; }
#ifndef O_NOFOLLOW
/* Is fd what the folder itself lists under the path's name? A symbolic link has another inode, or
 * leads to another device. (Strict C99 headers declare neither O_NOFOLLOW nor lstat.) */
NNI_FN int nni_px_same(int fd, const char *path)
{
    struct stat st, in;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char dir[NN_MAX_PATH_BYTES];
    size_t n = slash ? (size_t)(slash - path) + 1 : 2;
    struct dirent *x;
    DIR *d;
    int same = 0;
    if (n >= sizeof dir) return 0;
    memcpy(dir, slash ? path : "./", n);
    dir[n] = 0;
    if (fstat(fd, &st) != 0 || stat(dir, &in) != 0 || st.st_dev != in.st_dev) return 0;
    if ((d = opendir(dir)) == NULL) return 0;
    while (!same && (x = readdir(d)) != NULL)
        same = strcmp(x->d_name, name) == 0 && x->d_ino == st.st_ino;
    (void)closedir(d);
    return same;
}
#endif
NNI_FN int nni_px_chmod(int fd, const char *path, unsigned perm)
{
#if defined(_POSIX_C_SOURCE) && _POSIX_C_SOURCE >= 199309L
    (void)path;
    return fchmod(fd, (mode_t)perm);
#else
    (void)fd;
    return chmod(path, (mode_t)perm);
#endif
}
NNI_FN int nni_px_open(void *u, intptr_t *h, const char *path, nn_io_mode mode, unsigned perm)
{
    int fd, flags = mode == NN_IO_READ   ? O_RDONLY :
                    mode == NN_IO_CREATE ? O_WRONLY | O_CREAT | O_EXCL :
                    mode == NN_IO_APPEND ? O_WRONLY | O_CREAT | O_APPEND :
                    mode == NN_IO_DEVICE ? O_WRONLY :
                                           O_RDWR | O_CREAT;
    (void)u;
    if (strcmp(path, "-") == 0 && mode != NN_IO_LOCKFILE) { *h = mode == NN_IO_READ ? 0 : 1; return 0; }
#ifdef O_NOFOLLOW
    if (mode == NN_IO_LOCKFILE) flags |= O_NOFOLLOW;
#endif
    fd = open(path, flags, (mode_t)(perm & 0777u));
    if (fd < 0) return nni_px_err();
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
#ifndef O_NOFOLLOW
    if (mode == NN_IO_LOCKFILE && !nni_px_same(fd, path)) { (void)close(fd); return ELOOP; }
#endif
    if (mode == NN_IO_CREATE && perm & NN_IO_EXACT && nni_px_chmod(fd, path, perm & 0777u) != 0) {
        int e = nni_px_err();
        (void)close(fd);
        (void)unlink(path);
        return e;
    }
    *h = fd;
    return 0;
}
NNI_FN int nni_px_read(void *u, intptr_t h, void *buf, size_t n, size_t *done)
{
    /* some systems refuse more at once */
    ssize_t r = read((int)h, buf, n < ((size_t)1 << 30) ? n : (size_t)1 << 30);
    (void)u;
    if (r < 0) return nni_px_err();
    *done = (size_t)r;
    return 0;
}
NNI_FN int nni_px_write(void *u, intptr_t h, const void *buf, size_t n, size_t *done)
{
    ssize_t r = write((int)h, buf, n < ((size_t)1 << 30) ? n : (size_t)1 << 30);
    (void)u;
    if (r < 0) return nni_px_err();
    *done = (size_t)r;
    return 0;
}
NNI_FN int nni_px_seek(void *u, intptr_t h, uint64_t offset)
{
    (void)u;
    if ((uint64_t)(off_t)offset != offset || (off_t)offset < 0) return NNI_EINVAL;
    return lseek((int)h, (off_t)offset, SEEK_SET) < 0 ? nni_px_err() : 0;
}
NNI_FN int nni_px_sync(void *u, intptr_t h)
{
    (void)u;
#ifdef F_FULLFSYNC
    if (fcntl((int)h, F_FULLFSYNC) == 0) return 0;      /* macOS: fsync alone stops at the drive's cache */
#endif
    return fsync((int)h) != 0 ? nni_px_err() : 0;
}
NNI_FN int nni_px_close(void *u, intptr_t h)
{
    (void)u;
    if (h == 0 || h == 1) return 0;                     /* standard input and output stay open */
    return close((int)h) != 0 ? nni_px_err() : 0;
}
NNI_FN int nni_px_lock(void *u, intptr_t h)
{
    (void)u;
    if (flock((int)h, LOCK_EX | LOCK_NB) == 0) return 0;
    return errno == EWOULDBLOCK ? EAGAIN : nni_px_err();
}
NNI_FN void nni_px_fill(nn_io_info *out, const struct stat *st)
{
    out->size = st->st_size > 0 ? (uint64_t)st->st_size : 0;
    out->is_dir = S_ISDIR(st->st_mode) ? 1 : 0;
    out->is_file = S_ISREG(st->st_mode) ? 1 : 0;
    out->perm = (unsigned)st->st_mode & 0777u;
}
NNI_FN int nni_px_info_of(void *u, intptr_t h, nn_io_info *out)
{
    struct stat st;
    (void)u;
    if (fstat((int)h, &st) != 0) return nni_px_err();
    nni_px_fill(out, &st);
    return 0;
}
NNI_FN int nni_px_info(void *u, const char *path, nn_io_info *out)
{
    struct stat st;
    (void)u;
    if (stat(path, &st) != 0) return nni_px_err();
    nni_px_fill(out, &st);
    return 0;
}
NNI_FN int nni_px_rename(void *u, const char *from, const char *to)
{
    (void)u;
    return rename(from, to) != 0 ? nni_px_err() : 0;
}
NNI_FN int nni_px_remove(void *u, const char *path)
{
    (void)u;
    return unlink(path) != 0 ? nni_px_err() : 0;
}
NNI_FN int nni_px_mkdir(void *u, const char *path)
{
    (void)u;
    return mkdir(path, 0777) != 0 ? nni_px_err() : 0;
}
NNI_FN int nni_px_sync_dir(void *u, const char *path)
{
    int fd = open(path, O_RDONLY), e = 0;
    (void)u;
    if (fd < 0) return nni_px_err();
    /* EINVAL: this file system cannot sync folders */
    if (fsync(fd) != 0 && errno != EINVAL) e = nni_px_err();
    (void)close(fd);
    return e;
}
NNI_FN int nni_px_list(void *u, const char *path, int (*each)(void *ctx, const char *name), void *ctx)
{
    DIR *d = opendir(path);
    int e = 0;
    (void)u;
    if (!d) return nni_px_err();
    for (;;) {
        struct dirent *x;
        errno = 0;
        x = readdir(d);
        if (!x) { e = errno; break; }
        if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0) continue;
        if ((e = each(ctx, x->d_name)) != 0) break;
    }
    (void)closedir(d);
    return e;
}
NNI_FN int nni_px_map(void *u, intptr_t h, size_t size, void **p)
{
    void *m = mmap(NULL, size, PROT_READ, MAP_PRIVATE, (int)h, 0);
    (void)u;
    if (m == MAP_FAILED) return nni_px_err();
    *p = m;
    return 0;
}
NNI_FN int nni_px_unmap(void *u, void *p, size_t size)
{
    (void)u;
    return munmap(p, size) != 0 ? nni_px_err() : 0;
}
NN_DEF const nn_io *nn_io_system(void)
{
    static const nn_io table = {
        nni_px_open,     nni_px_read,    nni_px_write, nni_px_seek,   nni_px_sync,   nni_px_close,
        nni_px_lock,     nni_px_info_of, nni_px_info,  nni_px_rename, nni_px_remove, nni_px_mkdir,
        nni_px_sync_dir, nni_px_list,    nni_px_map,   nni_px_unmap,  NULL
    };
    return &table;
}
NNI_FN long nni_process(void) { return (long)getpid(); }
#elif defined(NNI_WINDOWS)
/* Windows. Names are UTF-8 outside, UTF-16 inside. The prototypes stand here because <windows.h> would bring
 * thousands of names; they agree with it where a program reads both. */
#ifdef _WIN64
typedef unsigned long long nni_win_size;
#else
typedef unsigned long nni_win_size;
#endif
#define NNI_WIN extern __declspec(dllimport)
struct _SECURITY_ATTRIBUTES;
struct _OVERLAPPED;
struct _BY_HANDLE_FILE_INFORMATION;
struct _WIN32_FIND_DATAW;
NNI_WIN void *__stdcall CreateFileW(const wchar_t *, unsigned long, unsigned long, struct _SECURITY_ATTRIBUTES *,
                                    unsigned long, unsigned long, void *);
NNI_WIN int __stdcall ReadFile(void *, void *, unsigned long, unsigned long *, struct _OVERLAPPED *);
NNI_WIN int __stdcall WriteFile(void *, const void *, unsigned long, unsigned long *, struct _OVERLAPPED *);
NNI_WIN unsigned long __stdcall SetFilePointer(void *, long, long *, unsigned long);
NNI_WIN int __stdcall FlushFileBuffers(void *);
NNI_WIN int __stdcall CloseHandle(void *);
NNI_WIN int __stdcall LockFileEx(void *, unsigned long, unsigned long, unsigned long, unsigned long,
                                 struct _OVERLAPPED *);
NNI_WIN int __stdcall GetFileInformationByHandle(void *, struct _BY_HANDLE_FILE_INFORMATION *);
NNI_WIN unsigned long __stdcall GetFileType(void *);
NNI_WIN int __stdcall MoveFileExW(const wchar_t *, const wchar_t *, unsigned long);
NNI_WIN int __stdcall DeleteFileW(const wchar_t *);
NNI_WIN int __stdcall CreateDirectoryW(const wchar_t *, struct _SECURITY_ATTRIBUTES *);
NNI_WIN void *__stdcall FindFirstFileW(const wchar_t *, struct _WIN32_FIND_DATAW *);
NNI_WIN int __stdcall FindNextFileW(void *, struct _WIN32_FIND_DATAW *);
NNI_WIN int __stdcall FindClose(void *);
NNI_WIN void *__stdcall CreateFileMappingW(void *, struct _SECURITY_ATTRIBUTES *, unsigned long, unsigned long,
                                           unsigned long, const wchar_t *);
NNI_WIN void *__stdcall MapViewOfFile(void *, unsigned long, unsigned long, unsigned long, nni_win_size);
NNI_WIN int __stdcall UnmapViewOfFile(const void *);
NNI_WIN unsigned long __stdcall GetFullPathNameW(const wchar_t *, unsigned long, wchar_t *, wchar_t **);
NNI_WIN void *__stdcall GetStdHandle(unsigned long);
NNI_WIN unsigned long __stdcall GetLastError(void);
NNI_WIN unsigned long __stdcall GetCurrentProcessId(void);
#define NNI_WIN_BAD ((void *)(intptr_t)-1)
NNI_FN int nni_win_err(void)
{
    static const unsigned char known[][2] = {       /* GetLastError, errno */
        { 2, ENOENT }, { 3, ENOENT }, { 4, EMFILE }, { 5, EACCES }, { 6, EBADF }, { 8, ENOMEM },
        { 14, ENOMEM }, { 15, ENODEV }, { 17, EXDEV }, { 19, EROFS }, { 32, EBUSY }, { 33, EAGAIN },
        { 39, ENOSPC }, { 50, ENOSYS }, { 80, EEXIST }, { 87, EINVAL }, { 109, EPIPE }, { 112, ENOSPC },
        { 123, ENOENT }, { 145, ENOTEMPTY }, { 161, ENOENT }, { 183, EEXIST }, { 206, ENAMETOOLONG },
        { 223, EFBIG }, { 232, EPIPE }
    };
    const unsigned long e = GetLastError();
    size_t i;
    for (i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i][0] == e) return known[i][1];
    return e == 267 ? ENOTDIR : EIO;
}
/* what is longer than MAX_PATH lets through is made absolute, behind "\\?\" */
NNI_FN NNI_COLD int nni_win_long(wchar_t *w)
{
    wchar_t full[NN_MAX_PATH_BYTES];
    const wchar_t *from = full;
    const char *lead = "\\\\?\\";
    unsigned long n;
    size_t i = 0;
    if (w[0] == '\\' && w[1] == '\\' && w[2] == '?') return 0;
    n = GetFullPathNameW(w, NN_MAX_PATH_BYTES - 8, full, NULL);
    if (n == 0) return nni_win_err();
    if (n >= NN_MAX_PATH_BYTES - 8) return ENAMETOOLONG;
    if (full[0] == '\\' && full[1] == '\\') { lead = "\\\\?\\UNC\\"; from = full + 2; }
    while (*lead) w[i++] = (wchar_t)*lead++;
    while (*from) w[i++] = *from++;
    w[i] = 0;
    return 0;
}
NNI_FN int nni_win_path(wchar_t *w, const char *path)        /* w [NN_MAX_PATH_BYTES] */
{
    const size_t n = strlen(path);
    size_t i, k, at = 0;
    uint32_t c;
    for (i = 0; i < n; i += k) {
        if ((k = nn_utf8_get(path + i, n - i, &c)) == 0) return EINVAL;
        if (at + 16 > NN_MAX_PATH_BYTES) return ENAMETOOLONG;
        if (c >= 0x10000) {
            w[at++] = (wchar_t)(0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + (c & 0x3FF);
        }
        w[at++] = (wchar_t)c;
    }
    w[at] = 0;
    return at < 240 ? 0 : nni_win_long(w);
}
/* everybody may read, write, replace and remove a file that we hold */
NNI_FN int nni_win_handle(intptr_t *h, const char *path, unsigned long access, unsigned long how, unsigned long flags)
{
    wchar_t w[NN_MAX_PATH_BYTES];
    void *f;
    int e = nni_win_path(w, path);
    if (e) return e;
    f = CreateFileW(w, access, 7, NULL, how, flags, NULL);
    if (f == NNI_WIN_BAD) return nni_win_err();
    *h = (intptr_t)f;
    return 0;
}
NNI_FN int nni_win_open(void *u, intptr_t *h, const char *path, nn_io_mode mode, unsigned perm)
{
    const unsigned long read = 0x80000000u, write = 0x40000000u;
    (void)u;
    (void)perm;
    if (strcmp(path, "-") == 0 && mode != NN_IO_LOCKFILE) {
        void *f = GetStdHandle((unsigned long)(mode == NN_IO_READ ? -10 : -11));
        if (!f || f == NNI_WIN_BAD) return EBADF;
        *h = (intptr_t)f;
        return 0;
    }
    switch (mode) {                                    /* 1 CREATE_NEW, 3 OPEN_EXISTING, 4 OPEN_ALWAYS */
    case NN_IO_CREATE:   return nni_win_handle(h, path, write, 1, 0x80);
    case NN_IO_APPEND:   return nni_win_handle(h, path, 0x100084, 4, 0x80);   /* FILE_APPEND_DATA alone: at the end */
    case NN_IO_LOCKFILE: return nni_win_handle(h, path, read | write, 4, 0x80);
    case NN_IO_DEVICE:   return nni_win_handle(h, path, write, 3, 0x80);
    case NN_IO_READ:     break;
    }
    return nni_win_handle(h, path, read, 3, 0x80);
}
NNI_FN int nni_win_read(void *u, intptr_t h, void *buf, size_t n, size_t *done)
{
    unsigned long got = 0;
    (void)u;
    if (!ReadFile((void *)h, buf, (unsigned long)(n < (1u << 30) ? n : 1u << 30), &got, NULL)) {
        const unsigned long e = GetLastError();
        if (e != 109 && e != 38) return nni_win_err();  /* the pipe's other end is closed; the end of the file */
        got = 0;
    }
    *done = got;
    return 0;
}
NNI_FN int nni_win_write(void *u, intptr_t h, const void *buf, size_t n, size_t *done)
{
    unsigned long put = 0;
    (void)u;
    if (!WriteFile((void *)h, buf, (unsigned long)(n < (1u << 30) ? n : 1u << 30), &put, NULL)) return nni_win_err();
    *done = put;
    return 0;
}
NNI_FN int nni_win_seek(void *u, intptr_t h, uint64_t offset)
{
    long high = (long)(offset >> 32);
    (void)u;
    if (offset >> 63) return EINVAL;
    if (GetFileType((void *)h) != 1) return ESPIPE;
    if (SetFilePointer((void *)h, (long)(offset & 0xFFFFFFFFu), &high, 0) == 0xFFFFFFFFu &&
        (offset & 0xFFFFFFFFu) != 0xFFFFFFFFu)
        return nni_win_err();
    return 0;
}
NNI_FN int nni_win_sync(void *u, intptr_t h) { (void)u; return FlushFileBuffers((void *)h) ? 0 : nni_win_err(); }
NNI_FN int nni_win_standard(intptr_t h)
{
    return (void *)h == GetStdHandle((unsigned long)-10) || (void *)h == GetStdHandle((unsigned long)-11);
}
NNI_FN int nni_win_close(void *u, intptr_t h)
{
    (void)u;
    if (nni_win_standard(h)) return 0;
    return CloseHandle((void *)h) ? 0 : nni_win_err();
}
/* locks bind on Windows: a byte far behind the end, so that others can read who holds it */
NNI_FN int nni_win_lock(void *u, intptr_t h)
{
    struct { uintptr_t internal[2]; uint32_t low, high; void *event; } at = { { 0, 0 }, 0, 0x40000000, NULL };
    (void)u;
    if (LockFileEx((void *)h, 3, 0, 1, 0, (struct _OVERLAPPED *)(void *)&at)) return 0;
    return GetLastError() == 997 ? EAGAIN : nni_win_err();
}
NNI_FN int nni_win_info_of(void *u, intptr_t h, nn_io_info *out)
{
    uint32_t in[16] = { 0 };           /* attributes, three times, volume, size (high, low), links, index */
    (void)u;
    memset(out, 0, sizeof *out);
    if (GetFileType((void *)h) != 1 || nni_win_standard(h)) return 0;     /* read or written from end to end */
    if (!GetFileInformationByHandle((void *)h, (struct _BY_HANDLE_FILE_INFORMATION *)(void *)in)) return nni_win_err();
    out->is_dir = in[0] & 0x10 ? 1 : 0;
    out->is_file = !out->is_dir;
    if (out->is_file) out->size = (uint64_t)in[8] << 32 | in[9];
    out->perm = out->is_dir ? 0777 : in[0] & 1 ? 0444 : 0666;
    return 0;
}
NNI_FN int nni_win_info(void *u, const char *path, nn_io_info *out)
{
    intptr_t h = 0;
    int e = nni_win_handle(&h, path, 0x80, 3, 0x02000000);   /* attributes alone, folders too */
    if (e) return e;
    e = nni_win_info_of(u, h, out);
    (void)CloseHandle((void *)h);
    return e;
}
NNI_FN int nni_win_rename(void *u, const char *from, const char *to)
{
    wchar_t a[NN_MAX_PATH_BYTES], b[NN_MAX_PATH_BYTES];
    int e = nni_win_path(a, from);
    (void)u;
    if (!e) e = nni_win_path(b, to);
    if (e) return e;
    return MoveFileExW(a, b, 1 | 8) ? 0 : nni_win_err();     /* REPLACE_EXISTING, WRITE_THROUGH */
}
NNI_FN int nni_win_remove(void *u, const char *path)
{
    wchar_t w[NN_MAX_PATH_BYTES];
    int e = nni_win_path(w, path);
    (void)u;
    if (e) return e;
    return DeleteFileW(w) ? 0 : nni_win_err();
}
NNI_FN int nni_win_mkdir(void *u, const char *path)
{
    wchar_t w[NN_MAX_PATH_BYTES];
    int e = nni_win_path(w, path);
    (void)u;
    if (e) return e;
    return CreateDirectoryW(w, NULL) ? 0 : nni_win_err();
}
NNI_FN int nni_win_sync_dir(void *u, const char *path) { (void)u; (void)path; return 0; }   /* MoveFileExW wrote through */
NNI_FN int nni_win_list(void *u, const char *path, int (*each)(void *ctx, const char *name), void *ctx)
{
    enum { NAME = 11 };                                      /* where cFileName begins, in 32 bits */
    uint32_t found[160];
    wchar_t w[NN_MAX_PATH_BYTES];
    char name[1024];
    void *d;
    size_t n;
    int e = nni_win_path(w, path);
    (void)u;
    if (e) return e;
    for (n = 0; w[n]; n++) { }
    if (n + 3 > NN_MAX_PATH_BYTES) return ENAMETOOLONG;
    if (n && w[n - 1] != '/' && w[n - 1] != '\\' && w[n - 1] != ':') w[n++] = '\\';
    w[n++] = '*';
    w[n] = 0;
    d = FindFirstFileW(w, (struct _WIN32_FIND_DATAW *)(void *)found);
    if (d == NNI_WIN_BAD) return nni_win_err();
    do {
        wchar_t in[261] = { 0 };
        size_t i, at = 0;
        memcpy(in, found + NAME, 260 * sizeof *in);
        for (i = 0; in[i]; i++) {
            uint32_t c = in[i];
            if (c >= 0xD800 && c < 0xDC00 && in[i + 1] >= 0xDC00 && in[i + 1] < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)in[i + 1] - 0xDC00);
                i++;
            }
            at += nn_utf8_put(name + at, c);
        }
        name[at] = 0;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) e = each(ctx, name);
    } while (!e && FindNextFileW(d, (struct _WIN32_FIND_DATAW *)(void *)found));
    (void)FindClose(d);
    return e;
}
NNI_FN int nni_win_map(void *u, intptr_t h, size_t size, void **p)
{
    void *m = CreateFileMappingW((void *)h, NULL, 2, 0, 0, NULL);      /* PAGE_READONLY */
    int e = 0;
    (void)u;
    if (!m) return nni_win_err();
    if ((*p = MapViewOfFile(m, 4, 0, 0, size)) == NULL) e = nni_win_err();
    (void)CloseHandle(m);
    return e;
}
NNI_FN int nni_win_unmap(void *u, void *p, size_t size)
{
    (void)u;
    (void)size;
    return UnmapViewOfFile(p) ? 0 : nni_win_err();
}
NN_DEF const nn_io *nn_io_system(void)
{
    static const nn_io table = {
        nni_win_open,     nni_win_read,    nni_win_write, nni_win_seek,   nni_win_sync,   nni_win_close,
        nni_win_lock,     nni_win_info_of, nni_win_info,  nni_win_rename, nni_win_remove, nni_win_mkdir,
        nni_win_sync_dir, nni_win_list,    nni_win_map,   nni_win_unmap,  NULL
    };
    return &table;
}
NNI_FN long nni_process(void) { return (long)GetCurrentProcessId(); }
#else
/* ISO C alone: enough to read files and to replace them where rename does; what it cannot do is answered
 * with ENOSYS, which becomes NN_E_UNSUPPORTED. */
NNI_FN FILE *nni_std_file(intptr_t h) { FILE *f; memcpy(&f, &h, sizeof f); return f; }
NNI_FN int nni_std_err(void) { return errno ? errno : NNI_EIO; }
/* A new file, and nobody else's. "x" is C11's: a library that knows it opens no file twice. */
NNI_FN int nni_std_create(FILE **f, const char *path)
{
    FILE *again = fopen(path, "rb");
    if (again) { (void)fclose(again); return NNI_EEXIST; }
    errno = 0;
    *f = fopen(path, "wbx");
    if (!*f) return errno == NNI_EINVAL ? NNI_ENOSYS : nni_std_err();
    again = fopen(path, "wbx");
    if (!again) return 0;
    (void)fclose(again);
    (void)fclose(*f);
    (void)remove(path);
    return NNI_ENOSYS;
}
NNI_FN int nni_std_open(void *u, intptr_t *h, const char *path, nn_io_mode mode, unsigned perm)
{
    FILE *f = NULL;
    int e = 0;
    (void)u; (void)perm;
    errno = 0;
    if (mode == NN_IO_LOCKFILE) return NNI_ENOSYS;
    if (strcmp(path, "-") == 0) f = mode == NN_IO_READ ? stdin : stdout;
    else if (mode == NN_IO_CREATE) e = nni_std_create(&f, path);
    else f = fopen(path, mode == NN_IO_READ ? "rb" : mode == NN_IO_APPEND ? "ab" : "wb");
    if (e || !f) return e ? e : nni_std_err();
    (void)setvbuf(f, NULL, _IONBF, 0);
    memcpy(h, &f, sizeof f);
    return 0;
}
NNI_FN int nni_std_read(void *u, intptr_t h, void *buf, size_t n, size_t *done)
{
    FILE *f = nni_std_file(h);
    (void)u;
    *done = fread(buf, 1, n, f);
    return *done < n && ferror(f) ? NNI_EIO : 0;
}
NNI_FN int nni_std_write(void *u, intptr_t h, const void *buf, size_t n, size_t *done)
{
    (void)u;
    errno = 0;
    *done = fwrite(buf, 1, n, nni_std_file(h));
    return *done == 0 && n ? nni_std_err() : 0;
}
NNI_FN int nni_std_seek(void *u, intptr_t h, uint64_t offset)
{
    (void)u;
    if (offset > 0x7FFFFFFFu) return NNI_EINVAL;
    return fseek(nni_std_file(h), (long)offset, SEEK_SET) != 0 ? NNI_EIO : 0;
}
NNI_FN int nni_std_sync(void *u, intptr_t h) { (void)u; return fflush(nni_std_file(h)) != 0 ? NNI_EIO : 0; }
NNI_FN int nni_std_close(void *u, intptr_t h)
{
    FILE *f = nni_std_file(h);
    (void)u;
    return f != stdin && f != stdout && fclose(f) != 0 ? NNI_EIO : 0;
}
NNI_FN int nni_std_lock(void *u, intptr_t h) { (void)u; (void)h; return NNI_ENOSYS; }
NNI_FN int nni_std_info_of(void *u, intptr_t h, nn_io_info *out)
{
    FILE *f = nni_std_file(h);
    long at = ftell(f), end;
    (void)u;
    memset(out, 0, sizeof *out);
    if (at < 0 || fseek(f, 0, SEEK_END) != 0) return 0;             /* a pipe */
    end = ftell(f);
    if (end < 0 || fseek(f, at, SEEK_SET) != 0) return NNI_ENOSYS;  /* larger than a long can say */
    out->size = (uint64_t)end;
    out->is_file = 1;
    return 0;
}
NNI_FN int nni_std_info(void *u, const char *path, nn_io_info *out)
{
    FILE *f;
    intptr_t h = 0;
    int e;
    memset(out, 0, sizeof *out);
    errno = 0;
    if ((f = fopen(path, "rb")) == NULL) return nni_std_err();
    errno = 0;
#ifdef EISDIR                                           /* opens, and cannot be read: WASI says EBADF */
    if (fgetc(f) == EOF && (errno == EISDIR || errno == EBADF)) { out->is_dir = 1; (void)fclose(f); return 0; }
#endif
    memcpy(&h, &f, sizeof f);
    e = nni_std_info_of(u, h, out);
    (void)fclose(f);
    return e;
}
NNI_FN int nni_std_remove(void *u, const char *path)
{
    (void)u;
    errno = 0;
    return remove(path) != 0 ? nni_std_err() : 0;
}
/* where it does not replace, the old file stays and the caller hears of it */
NNI_FN int nni_std_rename(void *u, const char *from, const char *to)
{
    (void)u;
    errno = 0;
    return rename(from, to) != 0 ? nni_std_err() : 0;
}
NNI_FN int nni_std_mkdir(void *u, const char *path) { (void)u; (void)path; return NNI_ENOSYS; }
NNI_FN int nni_std_sync_dir(void *u, const char *path) { (void)u; (void)path; return 0; }
NNI_FN int nni_std_list(void *u, const char *path, int (*each)(void *ctx, const char *name),
                        void *ctx)
{
    (void)u;
    (void)path;
    (void)each;
    (void)ctx;
    return NNI_ENOSYS;
}
NNI_FN int nni_std_map(void *u, intptr_t h, size_t size, void **p)
{
    (void)u;
    (void)h;
    (void)size;
    (void)p;
    return NNI_ENOSYS;
}
NNI_FN int nni_std_unmap(void *u, void *p, size_t size) { (void)u; (void)p; (void)size; return 0; }
NN_DEF const nn_io *nn_io_system(void)
{
    static const nn_io table = {
        nni_std_open,   nni_std_read,  nni_std_write,    nni_std_seek, nni_std_sync,
        nni_std_close,  nni_std_lock,  nni_std_info_of,  nni_std_info, nni_std_rename,
        nni_std_remove, nni_std_mkdir, nni_std_sync_dir, nni_std_list, nni_std_map,
        nni_std_unmap,  NULL
    };
    return &table;
}
NNI_FN long nni_process(void) { return 0; }
#endif

NNI_FN const nn_io *nni_io_of(const nn_file_opts *o) { return o && o->io ? o->io : nn_io_system(); }
NNI_FN nn_alloc nni_alloc_of(const nn_file_opts *o) { nn_alloc z = NN_ZERO; return o ? o->alloc : z; }

/* All n bytes, through short writes and interruptions (a bound, so that a broken table cannot hold
 * us for ever). */
NNI_FN int nni_write_all(const nn_io *io, intptr_t h, const void *data, size_t n)
{
    const unsigned char *p = (const unsigned char *)data;
    int tries = 0;
    while (n) {
        size_t done = 0;
        int e = io->write(io->user, h, p, n, &done);
        if (e && (e != NNI_EINTR || ++tries > 1000)) return e;
        if (!e && (done == 0 || done > n)) return NNI_EIO;
        if (!e) { p += done; n -= done; }
    }
    return 0;
}
NNI_FN int nni_read_some(const nn_io *io, intptr_t h, void *buf, size_t n, size_t *done)
{
    int e, tries = 0;
    do {
        *done = 0;
        e = io->read(io->user, h, buf, n, done);
    } while (e == NNI_EINTR && e != -1 && ++tries < 1000);
    if (!e && *done > n) e = NNI_EIO;
    return e;
}
NNI_FN int nni_close_handle(const nn_io *io, intptr_t h)
{
    int e = io->close(io->user, h);
    return e == NNI_EINTR ? 0 : e;                      /* the handle is gone all the same */
}

/* growable bytes */
NN_DEF nn_status nn_buf_reserve(nn_buf *b, size_t n, nn_error *err)
{
    size_t need, room;
    unsigned char *p;
    if (!nn_size_add(b->len, n, &need) || need == SIZE_MAX)
        return nn_error_set(err, NN_E_NOMEM, "nn_buf: size overflows");
    if (b->limit && need > b->limit)
        return nn_error_set(err, NN_E_LIMIT, "nn_buf: expected at most %zu bytes, got %zu", b->limit,
                        need);
    need++;
    if (need <= b->room) return NN_OK;
    room = b->room < SIZE_MAX / 4 ? b->room + b->room / 2 : need;
    /* in huge pages (nn_mem_alloc): a page that was begun in small ones stays so */
    if (b->room >= ((size_t)1 << 20) && b->room < SIZE_MAX / 4)
        room = b->room < ((size_t)16 << 20) ? 4 * b->room : 2 * b->room;
    if (room < need) room = need;
    if (room < 64) room = 64;
    if (b->limit && room > b->limit + 1) room = b->limit + 1;
    p = (unsigned char *)nn_mem_resize(b->data, b->room, room, &b->alloc);
    if (!p) return nn_error_set(err, NN_E_NOMEM, "nn_buf: out of memory, %zu bytes wanted", room);
    b->data = p;
    b->room = room;
    b->data[b->len] = 0;
    return NN_OK;
}
NN_DEF nn_status nn_buf_put(nn_buf *b, const void *p, size_t n, nn_error *err)
{
    nn_status s;
    if (n >= b->room - b->len || !b->data) if ((s = nn_buf_reserve(b, n, err)) != NN_OK) return s;
    if (b->limit && n > b->limit - b->len)
        return nn_error_set(err, NN_E_LIMIT, "nn_buf: expected at most %zu bytes, got %zu", b->limit,
                        b->len + n);
    if (n) memcpy(b->data + b->len, p, n);
    b->len += n;
    b->data[b->len] = 0;
    return NN_OK;
}
NN_DEF nn_status nn_buf_text(nn_buf *b, const char *s, nn_error *err)
{
    return nn_buf_put(b, s, strlen(s), err);
}
NN_DEF void nn_buf_free(nn_buf *b)
{
    if (b->data) nn_mem_free(b->data, b->room, &b->alloc);
    b->data = NULL;
    b->len = b->room = 0;
}

/* paths; on Windows a backslash and a drive's colon end a folder, too */
NNI_FN int nni_ends_folder(char c)
{
#ifdef NNI_WINDOWS
    if (c == '\\' || c == ':') return 1;
#endif
    return c == '/';
}
NN_DEF nn_status nn_path_join(char *buf, size_t cap, const char *dir, const char *name, nn_error *err)
{
    size_t d = dir ? strlen(dir) : 0, n = strlen(name);
    if (d == 1 && dir[0] == '.') d = 0;
    while (d > 1 && dir[d - 1] == '/') d--;
    if (d + n + 2 > cap)
        return nni_err(err, NN_E_LIMIT, name, "path too long, expected at most %zu bytes, got %zu",
                       cap - 1, d + n + 1);
    if (d) memcpy(buf, dir, d);
    if (d && !nni_ends_folder(dir[d - 1])) buf[d++] = '/';
    memcpy(buf + d, name, n + 1);
    return NN_OK;
}
/* The folder of a path: "a/b" -> "a", "b" -> ".", "/b" -> "/". */
NNI_FN nn_status nni_path_dir(char *buf, size_t cap, const char *path, nn_error *err)
{
    size_t n = strlen(path);
    if (n + 2 > cap)
        return nni_err(err, NN_E_LIMIT, path, "path too long, expected at most %zu bytes, got %zu",
                       cap - 2, n);
    while (n && !nni_ends_folder(path[n - 1])) n--;
    while (n > 1 && path[n - 1] == '/') n--;
    if (n) memcpy(buf, path, n);
    else buf[n++] = '.';
    buf[n] = 0;
    return NN_OK;
}
NN_DEF int nn_file_exists(const char *path, const nn_file_opts *opts)
{
    const nn_io *io = nni_io_of(opts);
    nn_io_info in;
    return io->info(io->user, path, &in) == 0;
}
NN_DEF nn_status nn_file_size(uint64_t *size, const char *path, const nn_file_opts *opts, nn_error *err)
{
    const nn_io *io = nni_io_of(opts);
    nn_io_info in;
    int e = io->info(io->user, path, &in);
    if (e) return nni_io_fail(err, path, "cannot look at it", e);
    *size = in.size;
    return NN_OK;
}
NN_DEF nn_status nn_file_remove(const char *path, const nn_file_opts *opts, nn_error *err)
{
    const nn_io *io = nni_io_of(opts);
    int e = io->remove(io->user, path);
#ifdef ENOENT
    if (e == ENOENT) e = 0;
#endif
    return e ? nni_io_fail(err, path, "cannot remove", e) : NN_OK;
}
NN_DEF nn_status nn_dir_make(const char *path, const nn_file_opts *opts, nn_error *err)
{
    const nn_io *io = nni_io_of(opts);
    char part[NN_MAX_PATH_BYTES];
    size_t n = strlen(path), i;
    nn_io_info in;
    int e;
    if (n + 1 > sizeof part)
        return nni_err(err, NN_E_LIMIT, path, "path too long, expected at most %d bytes, got %zu",
                       NN_MAX_PATH_BYTES - 1, n);
    memcpy(part, path, n + 1);
    for (i = 1; i <= n; i++) {
        if (i < n && (part[i] == ':' || !nni_ends_folder(part[i]))) continue;
        if (nni_ends_folder(part[i - 1])) continue;
        part[i] = 0;
        if (io->info(io->user, part, &in) == 0) {
            if (!in.is_dir)
                return nni_err(err, NN_E_IO, path,
                               "cannot make the folder: '%.60s' is not a folder", part);
        } else if ((e = io->mkdir(io->user, part)) != 0 &&
                   !(io->info(io->user, part, &in) == 0 &&
                     in.is_dir)) /* another process may be faster */
            return nni_io_fail(err, path, "cannot make the folder", e);
        if (i < n) part[i] = '/';
    }
    return NN_OK;
}
typedef struct nni_list { nn_buf *out; size_t count; nn_status s; nn_error *err; } nni_list;
NNI_FN int nni_list_each(void *ctx, const char *name)
{
    nni_list *l = (nni_list *)ctx;
    l->s = nn_buf_put(l->out, name, strlen(name) + 1, l->err);
    l->count++;
    return l->s != NN_OK ? -1 : 0;
}
NNI_FN int nni_text_order(const void *a, const void *b)
{
    const char *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return strcmp(x, y);
}
NN_DEF nn_status nn_dir_list(nn_buf *out, size_t *count, const char *path, const nn_file_opts *opts,
                             nn_error *err)
{
    const nn_io *io = nni_io_of(opts);
    nn_buf all = NN_ZERO;
    nni_list l;
    const char **names = NULL;
    size_t i, at, had = out->len;
    int e;
    nn_status s;
    all.alloc = nni_alloc_of(opts);
    all.limit = 1u << 28;
    l.out = &all;
    l.count = 0;
    l.s = NN_OK;
    l.err = err;
    e = io->list(io->user, path, nni_list_each, &l);
    s = l.s;
    if (s == NN_OK && e) s = nni_io_fail(err, path, "cannot list the folder", e);
    if (s == NN_OK && l.count) {
        names = (const char **)nni_new(l.count, sizeof *names, &all.alloc);
        if (!names) s = nn_error_set(err, NN_E_NOMEM, "nn_dir_list: out of memory for %zu names", l.count);
    }
    if (s == NN_OK && l.count) {
        for (i = 0, at = 0; i < l.count; i++, at += strlen((const char *)all.data + at) + 1)
            names[i] = (const char *)all.data + at;
        qsort(names, l.count, sizeof *names, nni_text_order);
        for (i = 0; i < l.count && s == NN_OK; i++)
            s = nn_buf_put(out, names[i], strlen(names[i]) + 1, err);
        if (s != NN_OK) out->len = had;
    }
    if (s == NN_OK) *count = l.count;
    if (names) nn_mem_free(names, l.count * sizeof *names, &all.alloc);
    nn_buf_free(&all);
    return s;
}
NN_DEF nn_status nn_dir_clean(const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_buf names = NN_ZERO;
    size_t n = 0, i, at;
    char file[NN_MAX_PATH_BYTES];
    nn_status s;
    names.alloc = nni_alloc_of(opts);
    s = nn_dir_list(&names, &n, path, opts, err);
    for (i = 0, at = 0; i < n && s == NN_OK; i++, at += strlen((const char *)names.data + at) + 1) {
        if (strncmp((const char *)names.data + at, ".nntmp-", 7) != 0) continue;
        s = nn_path_join(file, sizeof file, path, (const char *)names.data + at, err);
        if (s == NN_OK) s = nn_file_remove(file, opts, err);
    }
    nn_buf_free(&names);
    return s;
}

/* The doors through which gzip comes to readers and writers: [DEFLATE] stands on [IO], so [IO] knows
 * of it only what hangs here. Without [DEFLATE] gzip is NN_E_UNSUPPORTED. */
struct nn_inflater;
struct nn_deflater;
typedef struct nni_gunzip {
    void (*reset)(struct nn_inflater *z);
    nn_status (*run)(struct nn_inflater *z, const unsigned char **in, size_t *in_n, int last,
                     unsigned char **out, size_t *out_n, int *done, nn_error *err);
    void (*close)(struct nn_inflater *z);
} nni_gunzip;
typedef struct nni_gzip {
    nn_status (*put)(struct nn_deflater *z, const void *data, size_t n, nn_buf *out, nn_error *err);
    nn_status (*end)(struct nn_deflater *z, nn_buf *out, nn_error *err);
    void (*close)(struct nn_deflater *z);
} nni_gzip;
#ifndef NN_NO_DEFLATE
NNI_FN nn_status nni_gunzip_open(nn_reader *r, nn_error *err);
NNI_FN nn_status nni_gzip_open(nn_writer *w, int level, nn_error *err);
#endif

/* reader */
#define NNI_READ_CHUNK ((size_t)1 << 16)
struct nn_reader {
    const nn_io *io;
    nn_alloc alloc;
    intptr_t h;
    int is_open, is_mem, can_seek, at_end, moved;       /* moved: read_at left the handle
                                                           elsewhere  */
    unsigned char *buf;                                 /* delivered bytes are buf[pos..end)  */
    size_t room, pos, end;
    uint64_t at, size, file_at, limit;                  /* at: offset of buf[pos]; file_at: where
                                                           the handle reads next */
    const unsigned char *mem_all;
    struct nn_inflater *z;                              /* gunzip: its input is zbuf[zpos..zend)  */
    const nni_gunzip *gunzip;
    unsigned char *zbuf;
    size_t zpos, zend;
    int z_done, src_end;
    uint64_t z_off;                                     /* offset of zbuf[zpos] in the file  */
    size_t name_room;
    char *name;
};
/* up to n bytes of the source itself */
NNI_FN nn_status nni_reader_source(nn_reader *r, unsigned char *to, size_t n, size_t *got, nn_error *err)
{
    int e;
    if (r->is_mem) {
        uint64_t left = r->size - r->file_at;
        *got = (uint64_t)n < left ? n : (size_t)left;
        if (*got) memcpy(to, r->mem_all + r->file_at, *got);
        r->file_at += *got;
        return NN_OK;
    }
    if (r->moved) {
        if ((e = r->io->seek(r->io->user, r->h, r->file_at)) != 0)
            return nni_io_fail(err, r->name, "cannot seek", e);
        r->moved = 0;
    }
    if ((e = nni_read_some(r->io, r->h, to, n, got)) != 0)
        return nni_io_fail(err, r->name, "cannot read", e);
    r->file_at += *got;
    return NN_OK;
}
/* up to n delivered bytes into `to`; *got 0 = end */
NNI_FN nn_status nni_reader_pull(nn_reader *r, unsigned char *to, size_t n, size_t *got, nn_error *err)
{
    nn_status s;
    *got = 0;
    if (r->at_end || n == 0) return NN_OK;
    if (!r->z) {
        s = nni_reader_source(r, to, n, got, err);
    } else {
        unsigned char *o = to;
        size_t o_n = n;
        s = NN_OK;
        while (s == NN_OK && o == to) {
            const unsigned char *in;
            size_t in_n, used;
            if (r->zpos == r->zend && !r->src_end) {
                size_t k = 0;
                if ((s = nni_reader_source(r, r->zbuf, NNI_READ_CHUNK, &k, err)) != NN_OK) break;
                r->zpos = 0;
                r->zend = k;
                if (k == 0) r->src_end = 1;
            }
            if (r->z_done) {                            /* a further member, or the end */
                if (r->zpos == r->zend) break;
                r->gunzip->reset(r->z);
                r->z_done = 0;
            }
            in = r->zbuf + r->zpos;
            in_n = r->zend - r->zpos;
            s = r->gunzip->run(r->z, &in, &in_n, r->src_end, &o, &o_n, &r->z_done, err);
            used = (size_t)(in - (r->zbuf + r->zpos));
            r->zpos += used;
            r->z_off += used;
            if (s != NN_OK && err) {                    /* the inflater knows no file: say which */
                char msg[sizeof err->msg];
                memcpy(msg, err->msg, sizeof msg);
                s = nni_err_at(err, s, r->name, r->z_off, "%.120s", msg);
            }
        }
        *got = (size_t)(o - to);
    }
    if (s != NN_OK) return s;
    if (*got == 0) r->at_end = 1;
    if (r->limit && r->at + (uint64_t)(r->end - r->pos) + *got > r->limit) {
        return nni_err(err, NN_E_LIMIT, r->name, "expected at most %llu bytes, got more",
                       (unsigned long long)r->limit);
    }
    return NN_OK;
}
NNI_FN nn_status nni_reader_begin(nn_reader **out, nn_reader *r, const nn_file_opts *opts, nn_error *err)
{
    nn_status s = NN_OK;
    r->room = NNI_READ_CHUNK;
    r->buf = (unsigned char *)nn_mem_alloc(r->room, &r->alloc);
    if (!r->buf) s = nn_error_set(err, NN_E_NOMEM, "nn_reader: out of memory for its buffer");
    r->limit = 0;
    while (s == NN_OK && r->end < 3) {                  /* pipes may deliver byte by byte */
        size_t got;
        s = nni_reader_pull(r, r->buf + r->end, r->room - r->end, &got, err);
        if (s != NN_OK || got == 0) break;
        r->end += got;
    }
    if (s == NN_OK && !(opts && opts->raw) && r->end >= 3 && r->buf[0] == 0x1F &&
        r->buf[1] == 0x8B && r->buf[2] == 8) {
#ifdef NN_NO_DEFLATE
        s = nni_err(err, NN_E_UNSUPPORTED, r->name, "gzip, built without it (NN_NO_DEFLATE)");
#else
        r->zbuf = r->buf;                               /* what was read so far is the inflater's input */
        r->zend = r->end;
        r->end = 0;
        r->at_end = 0;
        r->can_seek = 0;
        r->buf = (unsigned char *)nn_mem_alloc(r->room, &r->alloc);
        if (!r->buf) s = nn_error_set(err, NN_E_NOMEM, "nn_reader: out of memory for its buffer");
        else s = nni_gunzip_open(r, err);
#endif
    }
    if (s != NN_OK) { nn_reader_close(r); return s; }
    r->limit = opts ? opts->limit : 0;
    if (r->limit && !r->z && r->end > r->limit) {
        s = nni_err(err, NN_E_LIMIT, r->name, "expected at most %llu bytes, got more",
                    (unsigned long long)r->limit);
        nn_reader_close(r);
        return s;
    }
    *out = r;
    return NN_OK;
}
NNI_FN nn_reader *nni_reader_new(const char *name, const nn_file_opts *opts)
{
    nn_alloc a = nni_alloc_of(opts);
    nn_reader *r = (nn_reader *)nni_new(1, sizeof *r, &a);
    size_t n;
    if (!r) return NULL;
    if (opts && opts->name) name = opts->name;
    r->alloc = a;
    r->io = nni_io_of(opts);
    n = strlen(name) + 1;
    r->name = (char *)nn_mem_alloc(n, &a);
    if (!r->name) { nn_mem_free(r, sizeof *r, &a); return NULL; }
    r->name_room = n;
    memcpy(r->name, name, n);
    return r;
}
NN_DEF nn_status nn_reader_open(nn_reader **out, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_reader *r;
    nn_io_info in;
    int e;
    *out = NULL;
    r = nni_reader_new(path, opts);
    if (!r) return nni_err(err, NN_E_NOMEM, path, "out of memory");
    if ((e = r->io->open(r->io->user, &r->h, path, NN_IO_READ, 0)) != 0) {
        nn_status s = nni_io_fail(err, r->name, "cannot open", e);
        nn_reader_close(r);
        return s;
    }
    r->is_open = 1;
    memset(&in, 0, sizeof in);
    e = r->io->info_of(r->io->user, r->h, &in);
    if (!e && in.is_dir) {
        nn_status s = nni_err(err, NN_E_IO, r->name, "cannot read: is a folder");
        nn_reader_close(r);
        return s;
    }
    if (e) {
        nn_status s = nni_io_fail(err, r->name, "cannot look at it", e);
        nn_reader_close(r);
        return s;
    }
    if (in.is_file && strcmp(path, "-") != 0) { r->can_seek = 1; r->size = in.size; }
    return nni_reader_begin(out, r, opts, err);
}
NN_DEF nn_status nn_reader_memory(nn_reader **out, const void *data, size_t n,
                                  const nn_file_opts *opts, nn_error *err)
{
    nn_reader *r;
    *out = NULL;
    r = nni_reader_new("memory", opts);
    if (!r) return nn_error_set(err, NN_E_NOMEM, "nn_reader_memory: out of memory");
    r->is_mem = r->can_seek = 1;
    r->mem_all = (const unsigned char *)data;
    r->size = n;
    return nni_reader_begin(out, r, opts, err);
}
NN_DEF void nn_reader_close(nn_reader *r)
{
    nn_alloc a;
    if (!r) return;
    a = r->alloc;
    if (r->is_open) (void)nni_close_handle(r->io, r->h);
    if (r->z) r->gunzip->close(r->z);
    nn_mem_free(r->zbuf, NNI_READ_CHUNK, &a);
    nn_mem_free(r->buf, r->room, &a);
    nn_mem_free(r->name, r->name_room, &a);
    nn_mem_free(r, sizeof *r, &a);
}
NN_DEF const char *nn_reader_name(const nn_reader *r) { return r->name; }
NN_DEF uint64_t nn_reader_tell(const nn_reader *r) { return r->at; }
NN_DEF int nn_reader_size(const nn_reader *r, uint64_t *size)
{
    if (!r->can_seek) return 0;
    *size = r->size;
    return 1;
}
NN_DEF nn_status nn_reader_read(nn_reader *r, void *buf, size_t n, size_t *got, nn_error *err)
{
    unsigned char *to = (unsigned char *)buf;
    size_t have = r->end - r->pos, k;
    nn_status s = NN_OK;
    *got = 0;
    if (have) {
        k = have < n ? have : n;
        memcpy(to, r->buf + r->pos, k);
        r->pos += k;
        r->at += k;
        *got = k;
    }
    while (*got < n) {
        if (n - *got >= r->room) {                      /* large reads go past the buffer */
            s = nni_reader_pull(r, to + *got, n - *got, &k, err);
            if (s != NN_OK || k == 0) break;
        } else {
            r->pos = r->end = 0;
            s = nni_reader_pull(r, r->buf, r->room, &k, err);
            if (s != NN_OK || k == 0) break;
            r->end = k;
            if (k > n - *got) k = n - *got;
            memcpy(to + *got, r->buf, k);
            r->pos = k;
        }
        r->at += k;
        *got += k;
    }
    return s;
}
NN_DEF nn_status nn_reader_peek(nn_reader *r, size_t want, const unsigned char **p, size_t *n,
                                nn_error *err)
{
    nn_status s;
    size_t k;
    if (r->end - r->pos < want) {
        if (r->pos) {
            memmove(r->buf, r->buf + r->pos, r->end - r->pos);
            r->end -= r->pos;
            r->pos = 0;
        }
        if (want > r->room) {
            size_t room = r->room < SIZE_MAX / 2 && r->room * 2 > want ? r->room * 2 : want;
            unsigned char *q = (unsigned char *)nn_mem_resize(r->buf, r->room, room, &r->alloc);
            if (!q)
                return nni_err(err, NN_E_NOMEM, r->name, "out of memory, %zu bytes wanted at once",
                               room);
            r->buf = q;
            r->room = room;
        }
        while (r->end < want) {
            s = nni_reader_pull(r, r->buf + r->end, r->room - r->end, &k, err);
            if (s != NN_OK) return s;
            if (k == 0) break;
            r->end += k;
        }
    }
    *p = r->buf + r->pos;
    *n = r->end - r->pos;
    return NN_OK;
}
NN_DEF void nn_reader_take(nn_reader *r, size_t n)
{
    NN_ASSERT(n <= r->end - r->pos);
    r->pos += n;
    r->at += n;
}
NN_DEF nn_status nn_reader_read_at(nn_reader *r, uint64_t offset, void *buf, size_t n, nn_error *err)
{
    unsigned char *to = (unsigned char *)buf;
    int e;
    if (!r->can_seek)
        return nni_err(err, NN_E_UNSUPPORTED, r->name,
                       "gzip data and pipes have no positions to read from");
    if (offset > r->size || n > r->size - offset)
        return nni_err_at(err, NN_E_FORMAT, r->name, offset, "expected %zu more bytes, got %llu", n,
                          (unsigned long long)(offset > r->size ? 0 : r->size - offset));
    if (r->is_mem) { if (n) memcpy(to, r->mem_all + offset, n); return NN_OK; }
    r->moved = 1;
    if ((e = r->io->seek(r->io->user, r->h, offset)) != 0)
        return nni_io_fail(err, r->name, "cannot seek", e);
    while (n) {
        size_t k;
        if ((e = nni_read_some(r->io, r->h, to, n, &k)) != 0)
            return nni_io_fail(err, r->name, "cannot read", e);
        if (k == 0)
            return nni_err_at(err, NN_E_FORMAT, r->name, offset,
                              "the file became shorter while it was read");
        to += k;
        n -= k;
    }
    return NN_OK;
}
NN_DEF nn_status nn_reader_seek(nn_reader *r, uint64_t offset, nn_error *err)
{
    char nb[64];
    if (!r->can_seek)
        return nni_err(err, NN_E_UNSUPPORTED, r->name,
                       "gzip data and pipes have no positions to read from");
    if (offset > r->size)
        return nn_error_at(err, NN_E_FORMAT, (size_t)offset, 0, 0,
                           "%s: byte %llu is behind the end of %llu bytes", nni_name(nb, r->name),
                           (unsigned long long)offset, (unsigned long long)r->size);
    r->pos = r->end = 0;
    r->at = r->file_at = offset;
    r->moved = !r->is_mem;
    r->at_end = 0;
    return NN_OK;
}
/* all that r still delivers, behind what *out holds; a NUL follows */
NN_DEF nn_status nn_reader_rest(nn_reader *r, nn_buf *out, uint64_t limit, nn_error *err)
{
    uint64_t size;
    size_t had = out->len, got = 0;
    nn_status s = NN_OK;
    if (nn_reader_size(r, &size) && size <= limit) s = nn_buf_reserve(out, (size_t)size, err);
    while (s == NN_OK) {
        size_t room;
        if ((s = nn_buf_reserve(
                 out, out->room - out->len > 1 ? out->room - out->len - 1 : NNI_READ_CHUNK, err)) !=
            NN_OK) break;
        room = out->room - out->len - 1;
        if (room == 0) { s = nn_buf_reserve(out, NNI_READ_CHUNK, err); continue; }
        if ((s = nn_reader_read(r, out->data + out->len, room, &got, err)) != NN_OK) break;
        out->len += got;
        if (got < room) break;
        if (nn_reader_size(r, &size) && nn_reader_tell(r) == size) break;
    }
    if (s != NN_OK) out->len = had;
    if (out->data) out->data[out->len] = 0;
    return s;
}
NN_DEF nn_status nn_file_read(nn_buf *out, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    nn_status s;
    if (opts) o = *opts;
    if (!o.limit) o.limit = NN_MAX_FILE_READ;
    if ((s = nn_reader_open(&r, path, &o, err)) != NN_OK) return s;
    s = nn_reader_rest(r, out, o.limit, err);
    nn_reader_close(r);
    return s;
}

struct nn_writer {  /* writer */
    const nn_io *io;
    nn_alloc alloc;
    intptr_t h;
    int is_open, is_direct, failed, no_sync;            /* direct: standard output or a device,
                                                           nothing to rename */
    nn_buf *mem;
    size_t mem_had;
    unsigned char *buf;
    size_t used;
    uint64_t at, flushed;                               /* at: bytes put by the caller; flushed:
                                                           bytes handed to the system */
    struct nn_deflater *z;
    const nni_gzip *gzip;
    nn_buf zout;
    char *path, *tmp;                                   /* path_room + tmp_room bytes in one block */
    size_t path_room, tmp_room;
};
NNI_FN void nni_writer_free(nn_writer *w)
{
    nn_alloc a = w->alloc;
    if (w->z) w->gzip->close(w->z);
    nn_buf_free(&w->zout);
    nn_mem_free(w->buf, NNI_READ_CHUNK, &a);
    nn_mem_free(w->path, w->path_room + w->tmp_room, &a);
    nn_mem_free(w, sizeof *w, &a);
}
NNI_FN nn_status nni_writer_begin(nn_writer **out, nn_writer *w, const nn_file_opts *opts, nn_error *err)
{
    nn_status s = NN_OK;
    w->zout.alloc = w->alloc;
    if (!w->mem) {
        w->buf = (unsigned char *)nn_mem_alloc(NNI_READ_CHUNK, &w->alloc);
        if (!w->buf) s = nn_error_set(err, NN_E_NOMEM, "nn_writer: out of memory for its buffer");
    }
    if (s == NN_OK && opts && opts->gzip)
#ifdef NN_NO_DEFLATE
        s = nn_error_set(err, NN_E_UNSUPPORTED,
                         "nn_writer: gzip, built without it (NN_NO_DEFLATE)");
#else
        s = nni_gzip_open(w, opts->gzip, err);
#endif
    if (s != NN_OK) { nn_writer_abort(w); return s; }
    *out = w;
    return NN_OK;
}
NN_DEF nn_status nn_writer_open(nn_writer **out, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_alloc a = nni_alloc_of(opts);
    nn_writer *w;
    nn_io_info in;
    size_t n = strlen(path) + 1, dir = n - 1;
    int e, i, there;
    unsigned perm = 0666;
    *out = NULL;
    if (n + 64 > NN_MAX_PATH_BYTES)
        return nni_err(err, NN_E_LIMIT, path, "path too long, expected at most %d bytes, got %zu",
                       NN_MAX_PATH_BYTES - 64, n - 1);
    w = (nn_writer *)nni_new(1, sizeof *w, &a);
    if (!w) return nni_err(err, NN_E_NOMEM, path, "out of memory");
    w->alloc = a;
    w->io = nni_io_of(opts);
    w->no_sync = opts ? opts->no_sync : 0;
    while (dir && !nni_ends_folder(path[dir - 1])) dir--;
    w->path_room = n;
    w->tmp_room = dir + 64;
    w->path = (char *)nn_mem_alloc(w->path_room + w->tmp_room, &a);
    if (!w->path) {
        w->path_room = w->tmp_room = 0;
        nni_writer_free(w);
        return nni_err(err, NN_E_NOMEM, path, "out of memory");
    }
    memcpy(w->path, path, n);
    w->tmp = w->path + n;
    memset(&in, 0, sizeof in);
    there = strcmp(path, "-") != 0 && w->io->info(w->io->user, path, &in) == 0;
    if (there && in.is_dir) {
        nni_writer_free(w);
        return nni_err(err, NN_E_IO, path, "cannot write: is a folder");
    }
    if (strcmp(path, "-") == 0 || (there && !in.is_file)) {
        w->is_direct = 1;                               /* a pipe or a device: never rename over it */
        e = w->io->open(w->io->user, &w->h, path, NN_IO_DEVICE, 0);
    } else {
        /* a rewritten file keeps who may read it */
        if (there && NNI_POSIX) perm = in.perm | NN_IO_EXACT;
        /* another thread or a killed process may hold a name */
        for (i = 0, e = 0; i < 1000; i++) {
            memcpy(w->tmp, path, dir);
            (void)snprintf(w->tmp + dir, 64, ".nntmp-%ld-%d", nni_process(), i);
            e = w->io->open(w->io->user, &w->h, w->tmp, NN_IO_CREATE, perm);
            if (e == NNI_EEXIST) continue;
            break;
        }
    }
    if (e) { nni_writer_free(w); return nni_io_fail(err, path, "cannot write", e); }
    w->is_open = 1;
    return nni_writer_begin(out, w, opts, err);
}
NN_DEF nn_status nn_writer_memory(nn_writer **out, nn_buf *mem, const nn_file_opts *opts, nn_error *err)
{
    nn_alloc a = nni_alloc_of(opts);
    nn_writer *w;
    *out = NULL;
    w = (nn_writer *)nni_new(1, sizeof *w, &a);
    if (!w) return nn_error_set(err, NN_E_NOMEM, "nn_writer_memory: out of memory");
    w->alloc = a;
    w->mem = mem;
    w->mem_had = mem->len;
    return nni_writer_begin(out, w, opts, err);
}
NNI_FN nn_status nni_writer_flush(nn_writer *w, nn_error *err)
{
    int e;
    if (!w->used) return NN_OK;
    if ((e = nni_write_all(w->io, w->h, w->buf, w->used)) != 0) {
        w->failed = 1;
        return nni_io_fail(err, w->path, "cannot write", e);
    }
    w->flushed += w->used;
    w->used = 0;
    return NN_OK;
}
NNI_FN nn_status nni_writer_raw(nn_writer *w, const void *data, size_t n, nn_error *err)
{
    nn_status s;
    int e;
    if (w->mem) {
        s = nn_buf_put(w->mem, data, n, err);
        if (s != NN_OK) w->failed = 1;
        return s;
    }
    if (n > NNI_READ_CHUNK - w->used) {
        if ((s = nni_writer_flush(w, err)) != NN_OK) return s;
        if (n >= NNI_READ_CHUNK) {
            if ((e = nni_write_all(w->io, w->h, data, n)) != 0) {
                w->failed = 1;
                return nni_io_fail(err, w->path, "cannot write", e);
            }
            w->flushed += n;
            return NN_OK;
        }
    }
    if (n) memcpy(w->buf + w->used, data, n);
    w->used += n;
    return NN_OK;
}
NN_DEF nn_status nn_writer_put(nn_writer *w, const void *data, size_t n, nn_error *err)
{
    nn_status s;
    if (w->failed)
        return nni_err(err, NN_E_IO, w->path ? w->path : "memory", "an earlier write failed");
    w->at += n;
    if (!w->z) return nni_writer_raw(w, data, n, err);
    w->zout.len = 0;
    s = w->gzip->put(w->z, data, n, &w->zout, err);
    if (s != NN_OK) { w->failed = 1; return s; }
    return w->zout.len ? nni_writer_raw(w, w->zout.data, w->zout.len, err) : NN_OK;
}
NN_DEF nn_status nn_writer_text(nn_writer *w, const char *s, nn_error *err)
{
    return nn_writer_put(w, s, strlen(s), err);
}
NN_DEF uint64_t nn_writer_tell(const nn_writer *w) { return w->at; }
NN_DEF nn_status nn_writer_patch(nn_writer *w, uint64_t offset, const void *data, size_t n, nn_error *err)
{
    const unsigned char *p = (const unsigned char *)data;
    nn_status s;
    int e;
    if (w->failed)
        return nni_err(err, NN_E_IO, w->path ? w->path : "memory", "an earlier write failed");
    if (w->z || w->is_direct)
        return nn_error_set(err, NN_E_UNSUPPORTED,
                        "nn_writer_patch: not with gzip, not on standard output");
    if (offset > w->at || n > w->at - offset)
        return nn_error_set(err, NN_E_ARG, "nn_writer_patch: bytes %llu to %llu wanted, %llu written",
                        (unsigned long long)offset, (unsigned long long)(offset + n),
                        (unsigned long long)w->at);
    if (w->mem) { if (n) memcpy(w->mem->data + w->mem_had + offset, p, n); return NN_OK; }
    if (offset >= w->flushed) { if (n) memcpy(w->buf + (offset - w->flushed), p, n); return NN_OK; }
    if ((s = nni_writer_flush(w, err)) != NN_OK) return s;
    e = w->io->seek(w->io->user, w->h, offset);
    if (!e) e = nni_write_all(w->io, w->h, p, n);
    if (!e) e = w->io->seek(w->io->user, w->h, w->flushed);
    if (e) { w->failed = 1; return nni_io_fail(err, w->path, "cannot write", e); }
    return NN_OK;
}
NN_DEF void nn_writer_abort(nn_writer *w)
{
    if (!w) return;
    if (w->is_open) {
        (void)nni_close_handle(w->io, w->h);
        if (!w->is_direct) (void)w->io->remove(w->io->user, w->tmp);
    }
    if (w->mem) { w->mem->len = w->mem_had; if (w->mem->data) w->mem->data[w->mem_had] = 0; }
    nni_writer_free(w);
}
NN_DEF nn_status nn_writer_commit(nn_writer *w, nn_error *err)
{
    nn_status s = NN_OK;
    char dir[NN_MAX_PATH_BYTES];
    int e;
    if (w->failed)
        s = nni_err(err, NN_E_IO, w->path ? w->path : "memory", "an earlier write failed");
    if (s == NN_OK && w->z) {
        w->zout.len = 0;
        s = w->gzip->end(w->z, &w->zout, err);
        if (s == NN_OK) s = nni_writer_raw(w, w->zout.data, w->zout.len, err);
    }
    if (s == NN_OK && w->mem) { nni_writer_free(w); return NN_OK; }
    if (s == NN_OK) s = nni_writer_flush(w, err);
    if (s == NN_OK && w->no_sync != 1 && !w->is_direct && (e = w->io->sync(w->io->user, w->h)) != 0)
        /* never retried: the kernel may have dropped the pages */
        s = nni_io_fail(err, w->path, "cannot flush to disk", e);
    if (s == NN_OK) {
        w->is_open = 0;
        if ((e = nni_close_handle(w->io, w->h)) != 0) {
            s = nni_io_fail(err, w->path, "cannot close", e);
            if (!w->is_direct) (void)w->io->remove(w->io->user, w->tmp);
        } else if (!w->is_direct && (e = w->io->rename(w->io->user, w->tmp, w->path)) != 0) {
            s = nni_io_fail(err, w->path, "cannot rename the finished file to it", e);
            (void)w->io->remove(w->io->user, w->tmp);
        } else if (!w->is_direct && !w->no_sync && nni_path_dir(dir, sizeof dir, w->path, NULL) == NN_OK
                   && (e = w->io->sync_dir(w->io->user, dir)) != 0) {
            s = nni_io_fail(err, w->path, "written, but the folder cannot be flushed to disk", e);
        }
        nni_writer_free(w);
        return s;
    }
    nn_writer_abort(w);
    return s;
}
NN_DEF nn_status nn_file_write(const char *path, const void *data, size_t n,
                               const nn_file_opts *opts, nn_error *err)
{
    nn_writer *w;
    nn_status s = nn_writer_open(&w, path, opts, err);
    if (s != NN_OK) return s;
    s = nn_writer_put(w, data, n, err);
    if (s != NN_OK) { nn_writer_abort(w); return s; }
    return nn_writer_commit(w, err);
}

struct nn_append {  /* append-only files */
    const nn_io *io;
    nn_alloc alloc;
    intptr_t h;
    uint64_t size;
    int failed, no_sync;
    char *path;
    size_t path_room;
};
NN_DEF nn_status nn_append_open(nn_append **out, const char *path, uint64_t keep,
                                const nn_file_opts *opts, nn_error *err)
{
    const nn_io *io = nni_io_of(opts);
    nn_alloc al = nni_alloc_of(opts);
    nn_append *a;
    nn_io_info in;
    char dir[NN_MAX_PATH_BYTES];
    uint64_t size = 0;
    size_t n = strlen(path) + 1;
    nn_status s;
    int e, there;
    *out = NULL;
    memset(&in, 0, sizeof in);
    there = io->info(io->user, path, &in) == 0;
    if (there) size = in.size;
    if (there && in.is_dir) return nni_err(err, NN_E_IO, path, "cannot append: is a folder");
    if (keep != UINT64_MAX && size < keep)
        return nni_err(err, NN_E_FORMAT, path, "expected at least %llu bytes from before, got %llu",
                       (unsigned long long)keep, (unsigned long long)size);
    /* cut the tail: copy the good part, atomically; C99 headers have no ftruncate */
    if (size > keep) {
        nn_file_opts ro = NN_ZERO, wo = NN_ZERO;
        nn_reader *r;
        nn_writer *w;
        if (opts) { ro = *opts; wo = *opts; }
        ro.raw = 1;
        ro.limit = 0;
        wo.gzip = 0;
        if ((s = nn_reader_open(&r, path, &ro, err)) != NN_OK) return s;
        if ((s = nn_writer_open(&w, path, &wo, err)) != NN_OK) { nn_reader_close(r); return s; }
        while (s == NN_OK && nn_reader_tell(r) < keep) {
            const unsigned char *p;
            size_t k;
            s = nn_reader_peek(r, 1, &p, &k, err);
            if (s != NN_OK) break;
            if (k == 0) {
                s = nni_err(err, NN_E_IO, path, "the file became shorter while it was read");
                break;
            }
            if (k > keep - nn_reader_tell(r)) k = (size_t)(keep - nn_reader_tell(r));
            s = nn_writer_put(w, p, k, err);
            nn_reader_take(r, k);
        }
        nn_reader_close(r);
        if (s != NN_OK) { nn_writer_abort(w); return s; }
        if ((s = nn_writer_commit(w, err)) != NN_OK) return s;
        size = keep;
    }
    a = (nn_append *)nni_new(1, sizeof *a, &al);
    if (!a) return nni_err(err, NN_E_NOMEM, path, "out of memory");
    a->alloc = al;
    a->io = io;
    a->size = size;
    a->no_sync = opts ? opts->no_sync : 0;
    a->path = (char *)nn_mem_alloc(n, &al);
    if (!a->path) {
        nn_mem_free(a, sizeof *a, &al);
        return nni_err(err, NN_E_NOMEM, path, "out of memory");
    }
    memcpy(a->path, path, n);
    a->path_room = n;
    if ((e = io->open(io->user, &a->h, path, NN_IO_APPEND, 0666)) != 0) {
        s = nni_io_fail(err, path, "cannot append", e);
        nn_mem_free(a->path, n, &al);
        nn_mem_free(a, sizeof *a, &al);
        return s;
    }
    if (!there && !a->no_sync && nni_path_dir(dir, sizeof dir, path, NULL) == NN_OK &&
        (e = io->sync_dir(io->user, dir)) != 0) {
        s = nni_io_fail(err, path, "cannot flush the folder to disk", e);
        a->failed = 1;
        (void)nn_append_close(a, NULL);
        return s;
    }
    *out = a;
    return NN_OK;
}
NN_DEF nn_status nn_append_put(nn_append *a, const void *data, size_t n, nn_error *err)
{
    int e;
    if (a->failed) return nni_err(err, NN_E_IO, a->path, "an earlier write failed");
    if ((e = nni_write_all(a->io, a->h, data, n)) != 0) {
        a->failed = 1;
        return nni_io_fail(err, a->path, "cannot append", e);
    }
    a->size += n;
    return NN_OK;
}
NN_DEF nn_status nn_append_sync(nn_append *a, nn_error *err)
{
    int e;
    if (a->failed) return nni_err(err, NN_E_IO, a->path, "an earlier write failed");
    if (!a->no_sync && (e = a->io->sync(a->io->user, a->h)) != 0) {
        a->failed = 1;
        return nni_io_fail(err, a->path, "cannot flush to disk", e);
    }
    return NN_OK;
}
NN_DEF uint64_t nn_append_size(const nn_append *a) { return a->size; }
NN_DEF nn_status nn_append_close(nn_append *a, nn_error *err)
{
    nn_status s = NN_OK;
    nn_alloc al;
    int e;
    if (!a) return NN_OK;
    al = a->alloc;
    if (!a->failed) s = nn_append_sync(a, err);
    if ((e = nni_close_handle(a->io, a->h)) != 0 && s == NN_OK && !a->failed)
        s = nni_io_fail(err, a->path, "cannot close", e);
    nn_mem_free(a->path, a->path_room, &al);
    nn_mem_free(a, sizeof *a, &al);
    return s;
}

/* journal: "nn-journal 2\n", then lines "CCCCCCCC text\n" and "========\n" */
#define NN_MAX_JOURNAL_LINE ((size_t)1 << 26)
struct nn_journal { nn_append *a; nn_buf line; int no_sync; };
NNI_FN int nni_hex8(const unsigned char *p, uint32_t *v)
{
    int i;
    *v = 0;
    for (i = 0; i < 8; i++) {
        uint32_t d = p[i] >= '0' && p[i] <= '9' ? (uint32_t)p[i] - '0' :
                     p[i] >= 'a' && p[i] <= 'f' ? (uint32_t)p[i] - 'a' + 10 :
                                                  16;
        if (d > 15) return 0;
        *v = *v << 4 | d;
    }
    return 1;
}
/* the next line, however long; *p NULL: no newline is left, a torn tail or the end */
NNI_FN nn_status nni_journal_line(nn_reader *r, const unsigned char **p, size_t *n, nn_error *err)
{
    size_t seen = 0, want = 1;
    for (;;) {
        const unsigned char *nl;
        nn_status s = nn_reader_peek(r, want, p, n, err);
        if (s != NN_OK) return s;
        nl = *n > seen ? (const unsigned char *)memchr(*p + seen, '\n', *n - seen) : NULL;
        if (nl) { *n = (size_t)(nl - *p); return NN_OK; }
        if (*n < want) { *p = NULL; return NN_OK; }
        if (*n > NN_MAX_JOURNAL_LINE) return NN_E_LIMIT;
        seen = *n;
        want = *n * 2;
    }
}
/* *good: the bytes of all records that count */
NNI_FN nn_status nni_journal_scan(uint64_t *good, const char *path,
                                  nn_status (*each)(void *ctx, const char *text, size_t n),
                                  void *ctx, const nn_file_opts *opts, nn_error *err)
{
    static const char form[] = "nn-journal 2";
    nn_reader *r = NULL;
    nn_file_opts o = NN_ZERO;
    size_t line = 0, bad = 0;
    char nb[64];
    nn_status s;
    if (opts) o = *opts;
    o.raw = 1;
    o.limit = 0;
    *good = 0;
    s = nn_reader_open(&r, path, &o, err);
    while (s == NN_OK) {
        const unsigned char *p;
        size_t n;
        uint32_t crc;
        s = nni_journal_line(r, &p, &n, err);
        if (s == NN_E_LIMIT)
            s = nn_error_at(err, NN_E_LIMIT, (size_t)*good, line + 1, 1,
                            "%s:%zu: a record longer than %zu bytes", nni_name(nb, path), line + 1,
                            NN_MAX_JOURNAL_LINE);
        if (s != NN_OK || !p) break;
        if (++line == 1 && (n != sizeof form - 1 || memcmp(p, form, n) != 0)) {
            s = n >= 9 && p[8] == ' ' && nni_hex8(p, &crc) ? NN_E_UNSUPPORTED : NN_E_FORMAT;
            s = nn_error_at(err, s, 0, 1, 1, "%s:1: expected '%s', got %s", nni_name(nb, path), form,
                            s == NN_E_FORMAT ? "something else" : "a journal of form 1");
        } else if (n == 8 && memcmp(p, "========", 8) == 0) {
            if (bad)
                s = nn_error_at(err, NN_E_FORMAT, (size_t)*good, bad, 1,
                                "%s:%zu: damaged journal record", nni_name(nb, path), bad);
        } else if (line > 1 && !bad) {
            if (n < 9 || p[8] != ' ' || !nni_hex8(p, &crc) || crc != nn_crc32c(0, p + 9, n - 9)) bad = line;
            else if (each) s = each(ctx, (const char *)p + 9, n - 9);
            if (s == NN_E_STOPPED) { s = NN_OK; break; }
        }
        if (s != NN_OK) break;
        if (!bad) *good += n + 1;
        nn_reader_take(r, n + 1);
    }
    nn_reader_close(r);
    return s;
}
NN_DEF nn_status nn_journal_read(const char *path,
                                 nn_status (*each)(void *ctx, const char *text, size_t n),
                                 void *ctx, const nn_file_opts *opts, nn_error *err)
{
    uint64_t good;
    return nni_journal_scan(&good, path, each, ctx, opts, err);
}
NN_DEF nn_status nn_journal_open(nn_journal **out, const char *path,
                                 nn_status (*each)(void *ctx, const char *text, size_t n),
                                 void *ctx, const nn_file_opts *opts, nn_error *err)
{
    nn_alloc al = nni_alloc_of(opts);
    nn_journal *j;
    uint64_t good = 0;
    nn_status s = NN_OK;
    *out = NULL;
    if (nn_file_exists(path, opts)) s = nni_journal_scan(&good, path, each, ctx, opts, err);
    if (s != NN_OK) return s;
    j = (nn_journal *)nni_new(1, sizeof *j, &al);
    if (!j) return nni_err(err, NN_E_NOMEM, path, "out of memory");
    j->line.alloc = al;
    j->no_sync = opts && opts->no_sync;
    s = nn_append_open(&j->a, path, good, opts, err);
    if (s == NN_OK && !good) s = nn_append_put(j->a, "nn-journal 2\n", 13, err);
    if (s != NN_OK) {
        (void)nn_append_close(j->a, NULL);
        nn_mem_free(j, sizeof *j, &al);
        return s;
    }
    *out = j;
    return NN_OK;
}
NN_DEF nn_status nn_journal_put(nn_journal *j, const char *text, size_t n, nn_error *err)
{
    char head[16];
    nn_status s;
    if (n > NN_MAX_JOURNAL_LINE - 16)
        return nn_error_set(err, NN_E_LIMIT, "nn_journal_put: expected at most %zu bytes, got %zu",
                        NN_MAX_JOURNAL_LINE - 16, n);
    if (n && memchr(text, '\n', n))
        return nn_error_set(err, NN_E_ARG, "nn_journal_put: a record may not hold a newline");
    (void)snprintf(head, sizeof head, "%08lx ", (unsigned long)nn_crc32c(0, text, n));
    j->line.len = 0;
    s = nn_buf_put(&j->line, head, 9, err);
    if (s == NN_OK) s = nn_buf_put(&j->line, text, n, err);
    if (s == NN_OK) s = nn_buf_put(&j->line, "\n", 1, err);
    return s == NN_OK ? nn_append_put(j->a, j->line.data, j->line.len, err) : s;
}
NN_DEF nn_status nn_journal_sync(nn_journal *j, nn_error *err)
{
    nn_status s = nn_append_sync(j->a, err);
    return s == NN_OK && !j->no_sync ? nn_append_put(j->a, "========\n", 9, err) : s;
}
NN_DEF nn_status nn_journal_close(nn_journal *j, nn_error *err)
{
    nn_alloc al;
    nn_status s, closed;
    if (!j) return NN_OK;
    al = j->line.alloc;
    s = nn_journal_sync(j, err);
    closed = nn_append_close(j->a, s == NN_OK ? err : NULL);
    nn_buf_free(&j->line);
    nn_mem_free(j, sizeof *j, &al);
    return s == NN_OK ? closed : s;
}

/* names and text of strangers */
NNI_FN int nni_device_name(const char *name)   /* CON, nul.txt, COM1 ... of DOS and its heirs */
{
    static const char *const names[] = { "CON", "PRN", "AUX", "NUL", "COM", "LPT" };
    size_t n = strcspn(name, "."), i, k;
    while (n && name[n - 1] == ' ') n--;
    for (i = 0; i < 6; i++) {
        for (k = 0; k < 3 && k < n; k++) {
            int c = name[k] >= 'a' && name[k] <= 'z' ? name[k] - 32 : name[k];
            if (c != names[i][k]) break;
        }
        if (k < 3) continue;
        if (i < 4 ? n == 3 : n == 4 && name[3] >= '1' && name[3] <= '9') return 1;
        /* the superscripts 1, 2, 3 count as digits there */
        if (i >= 4 && n == 5 && name[3] == '\xc2' && strchr("\xb9\xb2\xb3", name[4])) return 1;
    }
    return 0;
}
NN_DEF nn_status nn_name_check(const char *name, nn_error *err)
{
    const char *why = NULL;
    size_t n = strlen(name), i;
    char nb[64];
    for (i = 0; i < n; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c < 0x20 || c == 0x7f) why = "holds a control byte";
        else if (strchr("/\\:<>\"|?*", c)) why = "holds one of / \\ : < > \" | ? *";
    }
    if (!n) why = "is empty";
    else if (!why && strstr(name, "..")) why = "holds '..'";
    else if (!why && (name[n - 1] == '.' || name[n - 1] == ' ')) why = "ends in a point or a blank";
    else if (!why && n > 200) why = "is longer than 200 bytes";
    else if (!why && nni_device_name(name)) why = "is a device on some systems";
    if (!why) return NN_OK;
    return nn_error_set(err, NN_E_ARG, "'%s' cannot name a file: it %s", nni_name(nb, name), why);
}
/* what one character becomes: `w` bytes of it are taken; out is set to the text and its length
 * returned, 0 = as it is */
NNI_FN size_t nni_mask_one(const char *s, size_t n, size_t *w, char out[8])
{
    unsigned char b = (unsigned char)*s;
    uint32_t c = 0;
    *w = 1;
    if (b >= 0x20 && b < 0x7f) return 0;
    if (b == '\n' || b == '\r' || b == '\t') {
        out[0] = '\\';
        out[1] = b == '\n' ? 'n' : b == '\r' ? 'r' : 't';
        return 2;
    }
    if (b < 0x80 || (*w = nn_utf8_get(s, n, &c)) == 0) {
        *w = 1;
        return (size_t)snprintf(out, 8, "\\x%02x", b);
    }
    if (c < 0xA0 || c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
        (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF)
        return (size_t)snprintf(out, 8, "\\u%04x", (unsigned)(c & 0xFFFF));
    return 0;
}
NN_DEF size_t nn_text_mask(char *buf, size_t cap, const char *s, size_t n)
{
    size_t i, w, k, len = 0, end = 0;
    char as[8];
    for (i = 0; i < n; i += w, len += k) {
        const char *from = as;
        if ((k = nni_mask_one(s + i, n - i, &w, as)) == 0) { from = s + i; k = w; }
        if (cap && len + k < cap && end == len) { memcpy(buf + len, from, k); end = len + k; }
    }
    if (cap) buf[end] = 0;
    return len;
}
NN_DEF nn_status nn_buf_mask(nn_buf *b, const char *s, size_t n, nn_error *err)
{
    size_t need = nn_text_mask(NULL, 0, s, n);
    nn_status st = nn_buf_reserve(b, need, err);
    if (st != NN_OK) return st;
    b->len += nn_text_mask((char *)b->data + b->len, need + 1, s, n);
    return NN_OK;
}

struct nn_lock { const nn_io *io; nn_alloc alloc; intptr_t h; };  /* folder lock */
NNI_FN nn_status nni_lock_take(nn_lock **out, const char *path, const char *what,
                               const nn_file_opts *opts, nn_error *err)
{
    const nn_io *io = nni_io_of(opts);
    nn_alloc al = nni_alloc_of(opts);
    nn_lock *l;
    char text[32];
    size_t got = 0, i = 0;
    nn_status s;
    int e;
    *out = NULL;
    l = (nn_lock *)nni_new(1, sizeof *l, &al);
    if (!l) return nni_err(err, NN_E_NOMEM, what, "out of memory");
    l->io = io;
    l->alloc = al;
    if ((e = io->open(io->user, &l->h, path, NN_IO_LOCKFILE, 0666)) != 0) {
        nn_mem_free(l, sizeof *l, &al);
#ifdef ELOOP
        if (e == ELOOP)
            return nni_err(err, NN_E_IO, path, "cannot lock: is a symbolic link, remove it");
#endif
        return nni_io_fail(err, path, what == path ? "cannot lock" : "cannot lock the folder", e);
    }
    e = io->lock(io->user, l->h);
    if (!e) {
        (void)snprintf(text, sizeof text, "%10ld\n", nni_process());
        e = nni_write_all(io, l->h, text, strlen(text));
        if (!e) { *out = l; return NN_OK; }
        s = nni_io_fail(err, path, "cannot write", e);
    } else {
        (void)nni_read_some(io, l->h, text, 10, &got);
        text[got] = 0;
        while (text[i] == ' ') i++;
#ifdef EAGAIN
        if (e == EAGAIN)
            s = nni_err(err, NN_E_IO, what, "locked by process %s", text[i] ? text + i : "?");
        else
#endif
            s = nni_io_fail(err, path, what == path ? "cannot lock" : "cannot lock the folder", e);
    }
    (void)nni_close_handle(io, l->h);
    nn_mem_free(l, sizeof *l, &al);
    return s;
}
NN_DEF nn_status nn_lock_open(nn_lock **out, const char *dir, const nn_file_opts *opts, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES];
    nn_status s;
    *out = NULL;
    if ((s = nn_path_join(path, sizeof path, dir, ".lock", err)) != NN_OK) return s;
    return nni_lock_take(out, path, dir, opts, err);
}
NN_DEF nn_status nn_lock_file(nn_lock **out, const char *path, const nn_file_opts *opts, nn_error *err)
{
    return nni_lock_take(out, path, path, opts, err);
}
NN_DEF void nn_lock_close(nn_lock *l)
{
    nn_alloc al;
    if (!l) return;
    al = l->alloc;
    (void)nni_close_handle(l->io, l->h);
    nn_mem_free(l, sizeof *l, &al);
}

/* What the CPU has beyond the vector kernels of nn_tensor.h; nothing when NN_ISA asks for the
 * reference path. */
#define NNI_CPU_CLMUL 1                    /* carry-less products, with SSSE3 and SSE4.1 */
#define NNI_CPU_BMI2 2
#define NNI_CPU_SHA 4                      /* SHA-256 rounds */
#if defined(NNI_X86)
static int nni_cpu_cache;                  /* 8 = looked; written at most a few times with the same value */
NNI_FN int nni_cpu_bits(void)
{
    int v = __atomic_load_n(&nni_cpu_cache, __ATOMIC_RELAXED);
    if (!v) {
        unsigned a, b = 0, c = 0, d;
        v = 8;
        if (__get_cpuid(1, &a, &b, &c, &d) && c & (1u << 1) && c & (1u << 9) && c & (1u << 19))
            v |= NNI_CPU_CLMUL;
        if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && b & (1u << 3) && b & (1u << 8)) v |= NNI_CPU_BMI2;
        /* CLMUL's test covers the SSSE3 and SSE4.1 it needs */
        if (v & NNI_CPU_CLMUL && b & (1u << 29)) v |= NNI_CPU_SHA;
        __atomic_store_n(&nni_cpu_cache, v, __ATOMIC_RELAXED);
    }
    return nni_isa() == NNI_ISA_REF ? 0 : v;
}
#endif
/* Checksums. A reflected CRC by its table of 16 nibbles; long inputs are first folded 64 bytes at a
 * time by carry-less products where the CPU has them (fold: x^544, x^480, x^160, x^96 mod P,
 * reflected; Gopal et al., Fast CRC Computation Using PCLMULQDQ, Intel 2009), else the table is
 * widened to eight tables of 256 on the stack (2,048 cheap steps) for eight bytes at a time. */
#if defined(NNI_X86)
#define NNI_FOLD(x, k) _mm_xor_si128(_mm_clmulepi64_si128(x, k, 0x00), _mm_clmulepi64_si128(x, k, 0x11))
#define NNI_LOAD(q) _mm_loadu_si128((const __m128i *)(const void *)(q))
/* the 16 bytes whose CRC from 0 is that of n bytes (64 or more, a multiple of 16) from crc */
__attribute__((target("pclmul,sse4.1"))) NNI_FN void nni_crc_fold(unsigned char rest[16],
                                                                  uint32_t crc,
                                                                  const unsigned char *p, size_t n,
                                                                  const uint64_t fold[4])
{
    const __m128i far = _mm_set_epi64x((long long)fold[1], (long long)fold[0]),
                  near = _mm_set_epi64x((long long)fold[3], (long long)fold[2]);
    __m128i a = _mm_xor_si128(NNI_LOAD(p), _mm_cvtsi32_si128((int)crc)), b = NNI_LOAD(p + 16),
            c = NNI_LOAD(p + 32), d = NNI_LOAD(p + 48);
    for (p += 64, n -= 64; n >= 64; p += 64, n -= 64) {
        a = _mm_xor_si128(NNI_FOLD(a, far), NNI_LOAD(p));
        b = _mm_xor_si128(NNI_FOLD(b, far), NNI_LOAD(p + 16));
        c = _mm_xor_si128(NNI_FOLD(c, far), NNI_LOAD(p + 32));
        d = _mm_xor_si128(NNI_FOLD(d, far), NNI_LOAD(p + 48));
    }
    a = _mm_xor_si128(NNI_FOLD(a, near), b);
    a = _mm_xor_si128(NNI_FOLD(a, near), c);
    a = _mm_xor_si128(NNI_FOLD(a, near), d);
    for (; n; p += 16, n -= 16) a = _mm_xor_si128(NNI_FOLD(a, near), NNI_LOAD(p));
    _mm_storeu_si128((__m128i *)(void *)rest, a);
}
#undef NNI_FOLD
/* Sums of bytes and of running sums: n a multiple of 32, at most 5,536 */
__attribute__((target("avx2"))) NNI_FN void nni_adler_sum(uint32_t *a_p, uint32_t *b_p,
                                                          const unsigned char *p, size_t n)
{
    const __m256i weight =
        _mm256_setr_epi8(32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14,
                         13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    const __m256i one = _mm256_set1_epi16(1), zero = _mm256_setzero_si256();
    __m256i sum = zero, before = zero, dot = zero;      /* before: the sum of `sum` at the start of
                                                           every 32 bytes */
    uint32_t s[8], t[8], u[8], i, a = 0, b = 0;
    const size_t all = n;
    for (; n; n -= 32, p += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
        before = _mm256_add_epi32(before, sum);
        sum = _mm256_add_epi32(sum, _mm256_sad_epu8(v, zero));
        dot = _mm256_add_epi32(dot, _mm256_madd_epi16(_mm256_maddubs_epi16(v, weight), one));
    }
    _mm256_storeu_si256((__m256i *)(void *)s, sum);
    _mm256_storeu_si256((__m256i *)(void *)t, before);
    _mm256_storeu_si256((__m256i *)(void *)u, dot);
    for (i = 0; i < 8; i++) { a += s[i]; b += 32 * t[i] + u[i]; }
    *b_p += *a_p * (uint32_t)all + b;
    *a_p += a;
}
#endif
NNI_FN uint32_t nni_crc(uint32_t crc, const void *data, size_t n, const uint32_t nib[16],
                        const uint64_t fold[4])
{
    const unsigned char *p = (const unsigned char *)data;
    (void)fold;
    crc = ~crc;
#if defined(NNI_X86)
    if (n >= 64 && nni_cpu_bits() & NNI_CPU_CLMUL) {
        unsigned char rest[16];
        int k;
        nni_crc_fold(rest, crc, p, n & ~(size_t)15, fold);
        p += n & ~(size_t)15;
        n &= 15;
        for (crc = 0, k = 0; k < 16; k++) {
            crc ^= rest[k];
            crc = nib[crc & 15] ^ (crc >> 4);
            crc = nib[crc & 15] ^ (crc >> 4);
        }
    }
#endif
    if (n >= 2048) {
        uint32_t t[8][256], i, k;
        for (i = 0; i < 256; i++) {
            uint32_t c = nib[i & 15] ^ (i >> 4);        /* one nibble, then the next */
            t[0][i] = nib[c & 15] ^ (c >> 4);
        }
        for (k = 1; k < 8; k++)
            for (i = 0; i < 256; i++) t[k][i] = (t[k - 1][i] >> 8) ^ t[0][t[k - 1][i] & 255];
        for (; n >= 8; n -= 8, p += 8) {
            uint32_t a = crc ^ nni_le32(p), b = nni_le32(p + 4);
            crc = t[7][a & 255] ^ t[6][(a >> 8) & 255] ^ t[5][(a >> 16) & 255] ^ t[4][a >> 24]
                ^ t[3][b & 255] ^ t[2][(b >> 8) & 255] ^ t[1][(b >> 16) & 255] ^ t[0][b >> 24];
        }
    }
    for (; n; n--) {
        crc ^= *p++;
        crc = nib[crc & 15] ^ (crc >> 4);
        crc = nib[crc & 15] ^ (crc >> 4);
    }
    return ~crc;
}
NN_DEF uint32_t nn_crc32(uint32_t crc, const void *data, size_t n)
{
    static const uint32_t nib[16] = { 0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu,
                                      0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
                                      0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
                                      0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu };
    static const uint64_t fold[4] = { 0x154442bd4u, 0x1c6e41596u, 0x1751997d0u, 0x0ccaa009eu };
    return nni_crc(crc, data, n, nib, fold);
}
NN_DEF uint32_t nn_crc32c(uint32_t crc, const void *data, size_t n)
{
    static const uint32_t nib[16] = { 0x00000000u, 0x105ec76fu, 0x20bd8edeu, 0x30e349b1u,
                                      0x417b1dbcu, 0x5125dad3u, 0x61c69362u, 0x7198540du,
                                      0x82f63b78u, 0x92a8fc17u, 0xa24bb5a6u, 0xb21572c9u,
                                      0xc38d26c4u, 0xd3d3e1abu, 0xe330a81au, 0xf36e6f75u };
    static const uint64_t fold[4] = { 0x0740eef02u, 0x09e4addf8u, 0x0f20c0dfeu, 0x14cd00bd6u };
    return nni_crc(crc, data, n, nib, fold);
}
NN_DEF uint32_t nn_adler32(uint32_t adler, const void *data, size_t n)
{
    const unsigned char *p = (const unsigned char *)data;
    uint32_t a = adler & 0xFFFF, b = adler >> 16;
    while (n) {
        size_t k = n < 5552 ? n : 5552;                 /* the most that 32 bits hold before a division */
        n -= k;
#if defined(NNI_X86)
        if (k >= 64 && nni_isa() != NNI_ISA_REF) {
            const size_t wide = k & ~(size_t)31;
            nni_adler_sum(&a, &b, p, wide);
            p += wide;
            k -= wide;
        }
#endif
        while (k--) { a += *p++; b += a; }
        a %= 65521;
        b %= 65521;
    }
    return b << 16 | a;
}
static const uint32_t nni_sha256_k[64] = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u,
    0xab1c5ed5u, 0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu,
    0x9bdc06a7u, 0xc19bf174u, 0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu,
    0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau, 0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u,
    0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u, 0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu,
    0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u, 0xa2bfe8a1u, 0xa81a664bu,
    0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u, 0x19a4c116u,
    0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u,
    0xc67178f2u
};
#if defined(NNI_X86)
/* Four rounds at a time by the CPU's own instructions, which keep the state as a b e f and c d g h;
 * m: the last 16 words of the schedule. */
__attribute__((target("sha,sse4.1"))) NNI_FN void nni_sha256_fast(uint32_t h[8],
                                                                  const unsigned char *p,
                                                                  size_t blocks)
{
    const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    __m128i t = _mm_shuffle_epi32(NNI_LOAD(h), 0xb1), y = _mm_shuffle_epi32(NNI_LOAD(h + 4), 0x1b),
            x = _mm_alignr_epi8(t, y, 8), m[4], w;
    int g;
    y = _mm_blend_epi16(y, t, 0xf0);
    for (; blocks; blocks--, p += 64) {
        const __m128i x0 = x, y0 = y;
        for (g = 0; g < 16; g++) {
            __m128i *at = &m[g & 3];
            if (g < 4) *at = _mm_shuffle_epi8(NNI_LOAD(p + 16 * g), swap);
            else
                *at = _mm_sha256msg2_epu32(
                    _mm_add_epi32(_mm_sha256msg1_epu32(*at, m[(g + 1) & 3]),
                                  _mm_alignr_epi8(m[(g + 3) & 3], m[(g + 2) & 3], 4)),
                    m[(g + 3) & 3]);
            w = _mm_add_epi32(*at, NNI_LOAD(nni_sha256_k + 4 * g));
            y = _mm_sha256rnds2_epu32(y, x, w);
            x = _mm_sha256rnds2_epu32(x, y, _mm_shuffle_epi32(w, 0x0e));
        }
        x = _mm_add_epi32(x, x0);
        y = _mm_add_epi32(y, y0);
    }
    x = _mm_shuffle_epi32(x, 0x1b);
    y = _mm_shuffle_epi32(y, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)h, _mm_blend_epi16(x, y, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(h + 4), _mm_alignr_epi8(y, x, 8));
}
#endif
NNI_FN void nni_sha256_blocks(uint32_t h[8], const unsigned char *p, size_t blocks)
{
    uint32_t w[64], v[8];
    int i;
#if defined(NNI_X86)
    if (nni_cpu_bits() & NNI_CPU_SHA) { nni_sha256_fast(h, p, blocks); return; }
#endif
    for (; blocks; blocks--, p += 64) {
        for (i = 0; i < 16; i++) w[i] = nni_be32(p + 4 * i);
        for (; i < 64; i++) {
            uint32_t x = w[i - 15], y = w[i - 2];
            w[i] = w[i - 16] + w[i - 7] + ((x >> 7 | x << 25) ^ (x >> 18 | x << 14) ^ x >> 3) +
                   ((y >> 17 | y << 15) ^ (y >> 19 | y << 13) ^ y >> 10);
        }
        for (i = 0; i < 8; i++) v[i] = h[i];
        for (i = 0; i < 64; i++) {
            uint32_t e = v[4], a = v[0];
            uint32_t t1 = v[7] + ((e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7)) +
                          ((e & v[5]) ^ (~e & v[6])) + nni_sha256_k[i] + w[i];
            uint32_t t2 = ((a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10)) +
                          ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
            v[7] = v[6];
            v[6] = v[5];
            v[5] = e;
            v[4] = v[3] + t1;
            v[3] = v[2];
            v[2] = v[1];
            v[1] = a;
            v[0] = t1 + t2;
        }
        for (i = 0; i < 8; i++) h[i] += v[i];
    }
}
NN_DEF void nn_sha256_init(nn_sha256 *s)
{
    static const uint32_t h[8] = { 0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                   0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u };
    memcpy(s->h, h, sizeof h);
    s->n = 0;
}
NN_DEF void nn_sha256_put(nn_sha256 *s, const void *data, size_t n)
{
    const unsigned char *p = (const unsigned char *)data;
    size_t have = (size_t)(s->n & 63);
    s->n += n;
    if (have) {
        size_t k = 64 - have < n ? 64 - have : n;
        memcpy(s->block + have, p, k);
        p += k;
        n -= k;
        if (have + k < 64) return;
        nni_sha256_blocks(s->h, s->block, 1);
    }
    nni_sha256_blocks(s->h, p, n / 64);
    p += n & ~(size_t)63;
    n &= 63;
    if (n) memcpy(s->block, p, n);
}
NN_DEF void nn_sha256_values(nn_sha256 *s, const void *data, size_t n, size_t width)
{
    const unsigned char *p = (const unsigned char *)data;
    unsigned char turned[16];
    size_t i, k;
    if (width < 2 || !nni_big_endian()) {
        if (n) nn_sha256_put(s, data, n * (width ? width : 1));
        return;
    }
    for (i = 0; i < n; i++, p += width) {
        for (k = 0; k < width; k++) turned[k] = p[width - 1 - k];
        nn_sha256_put(s, turned, width);
    }
}
NN_DEF void nn_sha256_hex(nn_sha256 *s, char hex[65])
{
    static const char digit[] = "0123456789abcdef";
    unsigned char tail[72] = { 0x80 };
    uint64_t bits = s->n * 8;
    size_t pad = 64 - (size_t)((s->n + 8) & 63), i;
    nni_put_be32(tail + pad, (uint32_t)(bits >> 32));
    nni_put_be32(tail + pad + 4, (uint32_t)bits);
    nn_sha256_put(s, tail, pad + 8);
    for (i = 0; i < 64; i++) hex[i] = digit[s->h[i / 8] >> (28 - 4 * (i % 8)) & 15];
    hex[64] = 0;
}
NN_DEF void nn_dict_sha256(const nn_dict *d, char hex[65])
{
    nn_sha256 s;
    size_t i, k;
    nn_sha256_init(&s);
    for (i = 0; i < d->count; i++) {
        const nn_tensor *t = &d->items[i].value;
        unsigned char n[8];
        const char *dt = nn_dtype_name(t->dtype);
        nn_sha256_put(&s, d->items[i].name, strlen(d->items[i].name) + 1);
        nn_sha256_put(&s, dt, strlen(dt) + 1);
        nni_put_le64(n, t->ndim);
        nn_sha256_put(&s, n, 8);
        for (k = 0; k < t->ndim; k++) { nni_put_le64(n, t->shape[k]); nn_sha256_put(&s, n, 8); }
        k = nn_dtype_unit(t->dtype);
        nn_sha256_values(&s, t->data, k ? nn_tensor_bytes(t) / k : 0, k);
    }
    nn_sha256_hex(&s, hex);
}
NN_DEF nn_status nn_file_sha256(char hex[65], const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    nn_sha256 h;
    nn_status s;
    if (opts) o = *opts;
    o.raw = 1;
    if ((s = nn_reader_open(&r, path, &o, err)) != NN_OK) return s;
    nn_sha256_init(&h);
    for (;;) {
        const unsigned char *p;
        size_t n;
        if ((s = nn_reader_peek(r, 1, &p, &n, err)) != NN_OK || n == 0) break;
        nn_sha256_put(&h, p, n);
        nn_reader_take(r, n);
    }
    nn_reader_close(r);
    if (s == NN_OK) nn_sha256_hex(&h, hex);
    return s;
}

/* ---- [NUM] -------------------------------------------------------------- */
/* Text -> binary: with w the first 19 significant digits and q the decimal exponent, w 10^q lies
 * between w T and w (T + 1), T the truncated 128-bit power (Eisel and Lemire's product, here all
 * 192 bits of it). When both ends round to the same number that is the answer; else (exact ties,
 * very long texts) big integers decide. Binary -> text: Schubfach (Giulietti, 2020): the shortest
 * decimal in the rounding interval, with the same table. */
#define NNI_POW10_MIN (-342)
#define NNI_POW10_MAX 324
/* 10^q normalised to 128 bits (top bit set), truncated; exact for 0 <= q <= 55. High word, low word. */
static const uint64_t nni_pow10[2 * (NNI_POW10_MAX - NNI_POW10_MIN + 1)] = {
    0xeef453d6923bd65a,0x113faa2906a13b3f,0x9558b4661b6565f8,0x4ac7ca59a424c507,0xbaaee17fa23ebf76,0x5d79bcf00d2df649,0xe95a99df8ace6f53,0xf4d82c2c107973dc,
    0x91d8a02bb6c10594,0x79071b9b8a4be869,0xb64ec836a47146f9,0x9748e2826cdee284,0xe3e27a444d8d98b7,0xfd1b1b2308169b25,0x8e6d8c6ab0787f72,0xfe30f0f5e50e20f7,
    0xb208ef855c969f4f,0xbdbd2d335e51a935,0xde8b2b66b3bc4723,0xad2c788035e61382,0x8b16fb203055ac76,0x4c3bcb5021afcc31,0xaddcb9e83c6b1793,0xdf4abe242a1bbf3d,
    0xd953e8624b85dd78,0xd71d6dad34a2af0d,0x87d4713d6f33aa6b,0x8672648c40e5ad68,0xa9c98d8ccb009506,0x680efdaf511f18c2,0xd43bf0effdc0ba48,0x0212bd1b2566def2,
    0x84a57695fe98746d,0x014bb630f7604b57,0xa5ced43b7e3e9188,0x419ea3bd35385e2d,0xcf42894a5dce35ea,0x52064cac828675b9,0x818995ce7aa0e1b2,0x7343efebd1940993,
    0xa1ebfb4219491a1f,0x1014ebe6c5f90bf8,0xca66fa129f9b60a6,0xd41a26e077774ef6,0xfd00b897478238d0,0x8920b098955522b4,0x9e20735e8cb16382,0x55b46e5f5d5535b0,
    0xc5a890362fddbc62,0xeb2189f734aa831d,0xf712b443bbd52b7b,0xa5e9ec7501d523e4,0x9a6bb0aa55653b2d,0x47b233c92125366e,0xc1069cd4eabe89f8,0x999ec0bb696e840a,
    0xf148440a256e2c76,0xc00670ea43ca250d,0x96cd2a865764dbca,0x380406926a5e5728,0xbc807527ed3e12bc,0xc605083704f5ecf2,0xeba09271e88d976b,0xf7864a44c633682e,
    0x93445b8731587ea3,0x7ab3ee6afbe0211d,0xb8157268fdae9e4c,0x5960ea05bad82964,0xe61acf033d1a45df,0x6fb92487298e33bd,0x8fd0c16206306bab,0xa5d3b6d479f8e056,
    0xb3c4f1ba87bc8696,0x8f48a4899877186c,0xe0b62e2929aba83c,0x331acdabfe94de87,0x8c71dcd9ba0b4925,0x9ff0c08b7f1d0b14,0xaf8e5410288e1b6f,0x07ecf0ae5ee44dd9,
    0xdb71e91432b1a24a,0xc9e82cd9f69d6150,0x892731ac9faf056e,0xbe311c083a225cd2,0xab70fe17c79ac6ca,0x6dbd630a48aaf406,0xd64d3d9db981787d,0x092cbbccdad5b108,
    0x85f0468293f0eb4e,0x25bbf56008c58ea5,0xa76c582338ed2621,0xaf2af2b80af6f24e,0xd1476e2c07286faa,0x1af5af660db4aee1,0x82cca4db847945ca,0x50d98d9fc890ed4d,
    0xa37fce126597973c,0xe50ff107bab528a0,0xcc5fc196fefd7d0c,0x1e53ed49a96272c8,0xff77b1fcbebcdc4f,0x25e8e89c13bb0f7a,0x9faacf3df73609b1,0x77b191618c54e9ac,
    0xc795830d75038c1d,0xd59df5b9ef6a2417,0xf97ae3d0d2446f25,0x4b0573286b44ad1d,0x9becce62836ac577,0x4ee367f9430aec32,0xc2e801fb244576d5,0x229c41f793cda73f,
    0xf3a20279ed56d48a,0x6b43527578c1110f,0x9845418c345644d6,0x830a13896b78aaa9,0xbe5691ef416bd60c,0x23cc986bc656d553,0xedec366b11c6cb8f,0x2cbfbe86b7ec8aa8,
    0x94b3a202eb1c3f39,0x7bf7d71432f3d6a9,0xb9e08a83a5e34f07,0xdaf5ccd93fb0cc53,0xe858ad248f5c22c9,0xd1b3400f8f9cff68,0x91376c36d99995be,0x23100809b9c21fa1,
    0xb58547448ffffb2d,0xabd40a0c2832a78a,0xe2e69915b3fff9f9,0x16c90c8f323f516c,0x8dd01fad907ffc3b,0xae3da7d97f6792e3,0xb1442798f49ffb4a,0x99cd11cfdf41779c,
    0xdd95317f31c7fa1d,0x40405643d711d583,0x8a7d3eef7f1cfc52,0x482835ea666b2572,0xad1c8eab5ee43b66,0xda3243650005eecf,0xd863b256369d4a40,0x90bed43e40076a82,
    0x873e4f75e2224e68,0x5a7744a6e804a291,0xa90de3535aaae202,0x711515d0a205cb36,0xd3515c2831559a83,0x0d5a5b44ca873e03,0x8412d9991ed58091,0xe858790afe9486c2,
    0xa5178fff668ae0b6,0x626e974dbe39a872,0xce5d73ff402d98e3,0xfb0a3d212dc8128f,0x80fa687f881c7f8e,0x7ce66634bc9d0b99,0xa139029f6a239f72,0x1c1fffc1ebc44e80,
    0xc987434744ac874e,0xa327ffb266b56220,0xfbe9141915d7a922,0x4bf1ff9f0062baa8,0x9d71ac8fada6c9b5,0x6f773fc3603db4a9,0xc4ce17b399107c22,0xcb550fb4384d21d3,
    0xf6019da07f549b2b,0x7e2a53a146606a48,0x99c102844f94e0fb,0x2eda7444cbfc426d,0xc0314325637a1939,0xfa911155fefb5308,0xf03d93eebc589f88,0x793555ab7eba27ca,
    0x96267c7535b763b5,0x4bc1558b2f3458de,0xbbb01b9283253ca2,0x9eb1aaedfb016f16,0xea9c227723ee8bcb,0x465e15a979c1cadc,0x92a1958a7675175f,0x0bfacd89ec191ec9,
    0xb749faed14125d36,0xcef980ec671f667b,0xe51c79a85916f484,0x82b7e12780e7401a,0x8f31cc0937ae58d2,0xd1b2ecb8b0908810,0xb2fe3f0b8599ef07,0x861fa7e6dcb4aa15,
    0xdfbdcece67006ac9,0x67a791e093e1d49a,0x8bd6a141006042bd,0xe0c8bb2c5c6d24e0,0xaecc49914078536d,0x58fae9f773886e18,0xda7f5bf590966848,0xaf39a475506a899e,
    0x888f99797a5e012d,0x6d8406c952429603,0xaab37fd7d8f58178,0xc8e5087ba6d33b83,0xd5605fcdcf32e1d6,0xfb1e4a9a90880a64,0x855c3be0a17fcd26,0x5cf2eea09a55067f,
    0xa6b34ad8c9dfc06f,0xf42faa48c0ea481e,0xd0601d8efc57b08b,0xf13b94daf124da26,0x823c12795db6ce57,0x76c53d08d6b70858,0xa2cb1717b52481ed,0x54768c4b0c64ca6e,
    0xcb7ddcdda26da268,0xa9942f5dcf7dfd09,0xfe5d54150b090b02,0xd3f93b35435d7c4c,0x9efa548d26e5a6e1,0xc47bc5014a1a6daf,0xc6b8e9b0709f109a,0x359ab6419ca1091b,
    0xf867241c8cc6d4c0,0xc30163d203c94b62,0x9b407691d7fc44f8,0x79e0de63425dcf1d,0xc21094364dfb5636,0x985915fc12f542e4,0xf294b943e17a2bc4,0x3e6f5b7b17b2939d,
    0x979cf3ca6cec5b5a,0xa705992ceecf9c42,0xbd8430bd08277231,0x50c6ff782a838353,0xece53cec4a314ebd,0xa4f8bf5635246428,0x940f4613ae5ed136,0x871b7795e136be99,
    0xb913179899f68584,0x28e2557b59846e3f,0xe757dd7ec07426e5,0x331aeada2fe589cf,0x9096ea6f3848984f,0x3ff0d2c85def7621,0xb4bca50b065abe63,0x0fed077a756b53a9,
    0xe1ebce4dc7f16dfb,0xd3e8495912c62894,0x8d3360f09cf6e4bd,0x64712dd7abbbd95c,0xb080392cc4349dec,0xbd8d794d96aacfb3,0xdca04777f541c567,0xecf0d7a0fc5583a0,
    0x89e42caaf9491b60,0xf41686c49db57244,0xac5d37d5b79b6239,0x311c2875c522ced5,0xd77485cb25823ac7,0x7d633293366b828b,0x86a8d39ef77164bc,0xae5dff9c02033197,
    0xa8530886b54dbdeb,0xd9f57f830283fdfc,0xd267caa862a12d66,0xd072df63c324fd7b,0x8380dea93da4bc60,0x4247cb9e59f71e6d,0xa46116538d0deb78,0x52d9be85f074e608,
    0xcd795be870516656,0x67902e276c921f8b,0x806bd9714632dff6,0x00ba1cd8a3db53b6,0xa086cfcd97bf97f3,0x80e8a40eccd228a4,0xc8a883c0fdaf7df0,0x6122cd128006b2cd,
    0xfad2a4b13d1b5d6c,0x796b805720085f81,0x9cc3a6eec6311a63,0xcbe3303674053bb0,0xc3f490aa77bd60fc,0xbedbfc4411068a9c,0xf4f1b4d515acb93b,0xee92fb5515482d44,
    0x991711052d8bf3c5,0x751bdd152d4d1c4a,0xbf5cd54678eef0b6,0xd262d45a78a0635d,0xef340a98172aace4,0x86fb897116c87c34,0x9580869f0e7aac0e,0xd45d35e6ae3d4da0,
    0xbae0a846d2195712,0x8974836059cca109,0xe998d258869facd7,0x2bd1a438703fc94b,0x91ff83775423cc06,0x7b6306a34627ddcf,0xb67f6455292cbf08,0x1a3bc84c17b1d542,
    0xe41f3d6a7377eeca,0x20caba5f1d9e4a93,0x8e938662882af53e,0x547eb47b7282ee9c,0xb23867fb2a35b28d,0xe99e619a4f23aa43,0xdec681f9f4c31f31,0x6405fa00e2ec94d4,
    0x8b3c113c38f9f37e,0xde83bc408dd3dd04,0xae0b158b4738705e,0x9624ab50b148d445,0xd98ddaee19068c76,0x3badd624dd9b0957,0x87f8a8d4cfa417c9,0xe54ca5d70a80e5d6,
    0xa9f6d30a038d1dbc,0x5e9fcf4ccd211f4c,0xd47487cc8470652b,0x7647c3200069671f,0x84c8d4dfd2c63f3b,0x29ecd9f40041e073,0xa5fb0a17c777cf09,0xf468107100525890,
    0xcf79cc9db955c2cc,0x7182148d4066eeb4,0x81ac1fe293d599bf,0xc6f14cd848405530,0xa21727db38cb002f,0xb8ada00e5a506a7c,0xca9cf1d206fdc03b,0xa6d90811f0e4851c,
    0xfd442e4688bd304a,0x908f4a166d1da663,0x9e4a9cec15763e2e,0x9a598e4e043287fe,0xc5dd44271ad3cdba,0x40eff1e1853f29fd,0xf7549530e188c128,0xd12bee59e68ef47c,
    0x9a94dd3e8cf578b9,0x82bb74f8301958ce,0xc13a148e3032d6e7,0xe36a52363c1faf01,0xf18899b1bc3f8ca1,0xdc44e6c3cb279ac1,0x96f5600f15a7b7e5,0x29ab103a5ef8c0b9,
    0xbcb2b812db11a5de,0x7415d448f6b6f0e7,0xebdf661791d60f56,0x111b495b3464ad21,0x936b9fcebb25c995,0xcab10dd900beec34,0xb84687c269ef3bfb,0x3d5d514f40eea742,
    0xe65829b3046b0afa,0x0cb4a5a3112a5112,0x8ff71a0fe2c2e6dc,0x47f0e785eaba72ab,0xb3f4e093db73a093,0x59ed216765690f56,0xe0f218b8d25088b8,0x306869c13ec3532c,
    0x8c974f7383725573,0x1e414218c73a13fb,0xafbd2350644eeacf,0xe5d1929ef90898fa,0xdbac6c247d62a583,0xdf45f746b74abf39,0x894bc396ce5da772,0x6b8bba8c328eb783,
    0xab9eb47c81f5114f,0x066ea92f3f326564,0xd686619ba27255a2,0xc80a537b0efefebd,0x8613fd0145877585,0xbd06742ce95f5f36,0xa798fc4196e952e7,0x2c48113823b73704,
    0xd17f3b51fca3a7a0,0xf75a15862ca504c5,0x82ef85133de648c4,0x9a984d73dbe722fb,0xa3ab66580d5fdaf5,0xc13e60d0d2e0ebba,0xcc963fee10b7d1b3,0x318df905079926a8,
    0xffbbcfe994e5c61f,0xfdf17746497f7052,0x9fd561f1fd0f9bd3,0xfeb6ea8bedefa633,0xc7caba6e7c5382c8,0xfe64a52ee96b8fc0,0xf9bd690a1b68637b,0x3dfdce7aa3c673b0,
    0x9c1661a651213e2d,0x06bea10ca65c084e,0xc31bfa0fe5698db8,0x486e494fcff30a62,0xf3e2f893dec3f126,0x5a89dba3c3efccfa,0x986ddb5c6b3a76b7,0xf89629465a75e01c,
    0xbe89523386091465,0xf6bbb397f1135823,0xee2ba6c0678b597f,0x746aa07ded582e2c,0x94db483840b717ef,0xa8c2a44eb4571cdc,0xba121a4650e4ddeb,0x92f34d62616ce413,
    0xe896a0d7e51e1566,0x77b020baf9c81d17,0x915e2486ef32cd60,0x0ace1474dc1d122e,0xb5b5ada8aaff80b8,0x0d819992132456ba,0xe3231912d5bf60e6,0x10e1fff697ed6c69,
    0x8df5efabc5979c8f,0xca8d3ffa1ef463c1,0xb1736b96b6fd83b3,0xbd308ff8a6b17cb2,0xddd0467c64bce4a0,0xac7cb3f6d05ddbde,0x8aa22c0dbef60ee4,0x6bcdf07a423aa96b,
    0xad4ab7112eb3929d,0x86c16c98d2c953c6,0xd89d64d57a607744,0xe871c7bf077ba8b7,0x87625f056c7c4a8b,0x11471cd764ad4972,0xa93af6c6c79b5d2d,0xd598e40d3dd89bcf,
    0xd389b47879823479,0x4aff1d108d4ec2c3,0x843610cb4bf160cb,0xcedf722a585139ba,0xa54394fe1eedb8fe,0xc2974eb4ee658828,0xce947a3da6a9273e,0x733d226229feea32,
    0x811ccc668829b887,0x0806357d5a3f525f,0xa163ff802a3426a8,0xca07c2dcb0cf26f7,0xc9bcff6034c13052,0xfc89b393dd02f0b5,0xfc2c3f3841f17c67,0xbbac2078d443ace2,
    0x9d9ba7832936edc0,0xd54b944b84aa4c0d,0xc5029163f384a931,0x0a9e795e65d4df11,0xf64335bcf065d37d,0x4d4617b5ff4a16d5,0x99ea0196163fa42e,0x504bced1bf8e4e45,
    0xc06481fb9bcf8d39,0xe45ec2862f71e1d6,0xf07da27a82c37088,0x5d767327bb4e5a4c,0x964e858c91ba2655,0x3a6a07f8d510f86f,0xbbe226efb628afea,0x890489f70a55368b,
    0xeadab0aba3b2dbe5,0x2b45ac74ccea842e,0x92c8ae6b464fc96f,0x3b0b8bc90012929d,0xb77ada0617e3bbcb,0x09ce6ebb40173744,0xe55990879ddcaabd,0xcc420a6a101d0515,
    0x8f57fa54c2a9eab6,0x9fa946824a12232d,0xb32df8e9f3546564,0x47939822dc96abf9,0xdff9772470297ebd,0x59787e2b93bc56f7,0x8bfbea76c619ef36,0x57eb4edb3c55b65a,
    0xaefae51477a06b03,0xede622920b6b23f1,0xdab99e59958885c4,0xe95fab368e45eced,0x88b402f7fd75539b,0x11dbcb0218ebb414,0xaae103b5fcd2a881,0xd652bdc29f26a119,
    0xd59944a37c0752a2,0x4be76d3346f0495f,0x857fcae62d8493a5,0x6f70a4400c562ddb,0xa6dfbd9fb8e5b88e,0xcb4ccd500f6bb952,0xd097ad07a71f26b2,0x7e2000a41346a7a7,
    0x825ecc24c873782f,0x8ed400668c0c28c8,0xa2f67f2dfa90563b,0x728900802f0f32fa,0xcbb41ef979346bca,0x4f2b40a03ad2ffb9,0xfea126b7d78186bc,0xe2f610c84987bfa8,
    0x9f24b832e6b0f436,0x0dd9ca7d2df4d7c9,0xc6ede63fa05d3143,0x91503d1c79720dbb,0xf8a95fcf88747d94,0x75a44c6397ce912a,0x9b69dbe1b548ce7c,0xc986afbe3ee11aba,
    0xc24452da229b021b,0xfbe85badce996168,0xf2d56790ab41c2a2,0xfae27299423fb9c3,0x97c560ba6b0919a5,0xdccd879fc967d41a,0xbdb6b8e905cb600f,0x5400e987bbc1c920,
    0xed246723473e3813,0x290123e9aab23b68,0x9436c0760c86e30b,0xf9a0b6720aaf6521,0xb94470938fa89bce,0xf808e40e8d5b3e69,0xe7958cb87392c2c2,0xb60b1d1230b20e04,
    0x90bd77f3483bb9b9,0xb1c6f22b5e6f48c2,0xb4ecd5f01a4aa828,0x1e38aeb6360b1af3,0xe2280b6c20dd5232,0x25c6da63c38de1b0,0x8d590723948a535f,0x579c487e5a38ad0e,
    0xb0af48ec79ace837,0x2d835a9df0c6d851,0xdcdb1b2798182244,0xf8e431456cf88e65,0x8a08f0f8bf0f156b,0x1b8e9ecb641b58ff,0xac8b2d36eed2dac5,0xe272467e3d222f3f,
    0xd7adf884aa879177,0x5b0ed81dcc6abb0f,0x86ccbb52ea94baea,0x98e947129fc2b4e9,0xa87fea27a539e9a5,0x3f2398d747b36224,0xd29fe4b18e88640e,0x8eec7f0d19a03aad,
    0x83a3eeeef9153e89,0x1953cf68300424ac,0xa48ceaaab75a8e2b,0x5fa8c3423c052dd7,0xcdb02555653131b6,0x3792f412cb06794d,0x808e17555f3ebf11,0xe2bbd88bbee40bd0,
    0xa0b19d2ab70e6ed6,0x5b6aceaeae9d0ec4,0xc8de047564d20a8b,0xf245825a5a445275,0xfb158592be068d2e,0xeed6e2f0f0d56712,0x9ced737bb6c4183d,0x55464dd69685606b,
    0xc428d05aa4751e4c,0xaa97e14c3c26b886,0xf53304714d9265df,0xd53dd99f4b3066a8,0x993fe2c6d07b7fab,0xe546a8038efe4029,0xbf8fdb78849a5f96,0xde98520472bdd033,
    0xef73d256a5c0f77c,0x963e66858f6d4440,0x95a8637627989aad,0xdde7001379a44aa8,0xbb127c53b17ec159,0x5560c018580d5d52,0xe9d71b689dde71af,0xaab8f01e6e10b4a6,
    0x9226712162ab070d,0xcab3961304ca70e8,0xb6b00d69bb55c8d1,0x3d607b97c5fd0d22,0xe45c10c42a2b3b05,0x8cb89a7db77c506a,0x8eb98a7a9a5b04e3,0x77f3608e92adb242,
    0xb267ed1940f1c61c,0x55f038b237591ed3,0xdf01e85f912e37a3,0x6b6c46dec52f6688,0x8b61313bbabce2c6,0x2323ac4b3b3da015,0xae397d8aa96c1b77,0xabec975e0a0d081a,
    0xd9c7dced53c72255,0x96e7bd358c904a21,0x881cea14545c7575,0x7e50d64177da2e54,0xaa242499697392d2,0xdde50bd1d5d0b9e9,0xd4ad2dbfc3d07787,0x955e4ec64b44e864,
    0x84ec3c97da624ab4,0xbd5af13bef0b113e,0xa6274bbdd0fadd61,0xecb1ad8aeacdd58e,0xcfb11ead453994ba,0x67de18eda5814af2,0x81ceb32c4b43fcf4,0x80eacf948770ced7,
    0xa2425ff75e14fc31,0xa1258379a94d028d,0xcad2f7f5359a3b3e,0x096ee45813a04330,0xfd87b5f28300ca0d,0x8bca9d6e188853fc,0x9e74d1b791e07e48,0x775ea264cf55347d,
    0xc612062576589dda,0x95364afe032a819d,0xf79687aed3eec551,0x3a83ddbd83f52204,0x9abe14cd44753b52,0xc4926a9672793542,0xc16d9a0095928a27,0x75b7053c0f178293,
    0xf1c90080baf72cb1,0x5324c68b12dd6338,0x971da05074da7bee,0xd3f6fc16ebca5e03,0xbce5086492111aea,0x88f4bb1ca6bcf584,0xec1e4a7db69561a5,0x2b31e9e3d06c32e5,
    0x9392ee8e921d5d07,0x3aff322e62439fcf,0xb877aa3236a4b449,0x09befeb9fad487c2,0xe69594bec44de15b,0x4c2ebe687989a9b3,0x901d7cf73ab0acd9,0x0f9d37014bf60a10,
    0xb424dc35095cd80f,0x538484c19ef38c94,0xe12e13424bb40e13,0x2865a5f206b06fb9,0x8cbccc096f5088cb,0xf93f87b7442e45d3,0xafebff0bcb24aafe,0xf78f69a51539d748,
    0xdbe6fecebdedd5be,0xb573440e5a884d1b,0x89705f4136b4a597,0x31680a88f8953030,0xabcc77118461cefc,0xfdc20d2b36ba7c3d,0xd6bf94d5e57a42bc,0x3d32907604691b4c,
    0x8637bd05af6c69b5,0xa63f9a49c2c1b10f,0xa7c5ac471b478423,0x0fcf80dc33721d53,0xd1b71758e219652b,0xd3c36113404ea4a8,0x83126e978d4fdf3b,0x645a1cac083126e9,
    0xa3d70a3d70a3d70a,0x3d70a3d70a3d70a3,0xcccccccccccccccc,0xcccccccccccccccc,0x8000000000000000,0x0000000000000000,0xa000000000000000,0x0000000000000000,
    0xc800000000000000,0x0000000000000000,0xfa00000000000000,0x0000000000000000,0x9c40000000000000,0x0000000000000000,0xc350000000000000,0x0000000000000000,
    0xf424000000000000,0x0000000000000000,0x9896800000000000,0x0000000000000000,0xbebc200000000000,0x0000000000000000,0xee6b280000000000,0x0000000000000000,
    0x9502f90000000000,0x0000000000000000,0xba43b74000000000,0x0000000000000000,0xe8d4a51000000000,0x0000000000000000,0x9184e72a00000000,0x0000000000000000,
    0xb5e620f480000000,0x0000000000000000,0xe35fa931a0000000,0x0000000000000000,0x8e1bc9bf04000000,0x0000000000000000,0xb1a2bc2ec5000000,0x0000000000000000,
    0xde0b6b3a76400000,0x0000000000000000,0x8ac7230489e80000,0x0000000000000000,0xad78ebc5ac620000,0x0000000000000000,0xd8d726b7177a8000,0x0000000000000000,
    0x878678326eac9000,0x0000000000000000,0xa968163f0a57b400,0x0000000000000000,0xd3c21bcecceda100,0x0000000000000000,0x84595161401484a0,0x0000000000000000,
    0xa56fa5b99019a5c8,0x0000000000000000,0xcecb8f27f4200f3a,0x0000000000000000,0x813f3978f8940984,0x4000000000000000,0xa18f07d736b90be5,0x5000000000000000,
    0xc9f2c9cd04674ede,0xa400000000000000,0xfc6f7c4045812296,0x4d00000000000000,0x9dc5ada82b70b59d,0xf020000000000000,0xc5371912364ce305,0x6c28000000000000,
    0xf684df56c3e01bc6,0xc732000000000000,0x9a130b963a6c115c,0x3c7f400000000000,0xc097ce7bc90715b3,0x4b9f100000000000,0xf0bdc21abb48db20,0x1e86d40000000000,
    0x96769950b50d88f4,0x1314448000000000,0xbc143fa4e250eb31,0x17d955a000000000,0xeb194f8e1ae525fd,0x5dcfab0800000000,0x92efd1b8d0cf37be,0x5aa1cae500000000,
    0xb7abc627050305ad,0xf14a3d9e40000000,0xe596b7b0c643c719,0x6d9ccd05d0000000,0x8f7e32ce7bea5c6f,0xe4820023a2000000,0xb35dbf821ae4f38b,0xdda2802c8a800000,
    0xe0352f62a19e306e,0xd50b2037ad200000,0x8c213d9da502de45,0x4526f422cc340000,0xaf298d050e4395d6,0x9670b12b7f410000,0xdaf3f04651d47b4c,0x3c0cdd765f114000,
    0x88d8762bf324cd0f,0xa5880a69fb6ac800,0xab0e93b6efee0053,0x8eea0d047a457a00,0xd5d238a4abe98068,0x72a4904598d6d880,0x85a36366eb71f041,0x47a6da2b7f864750,
    0xa70c3c40a64e6c51,0x999090b65f67d924,0xd0cf4b50cfe20765,0xfff4b4e3f741cf6d,0x82818f1281ed449f,0xbff8f10e7a8921a4,0xa321f2d7226895c7,0xaff72d52192b6a0d,
    0xcbea6f8ceb02bb39,0x9bf4f8a69f764490,0xfee50b7025c36a08,0x02f236d04753d5b4,0x9f4f2726179a2245,0x01d762422c946590,0xc722f0ef9d80aad6,0x424d3ad2b7b97ef5,
    0xf8ebad2b84e0d58b,0xd2e0898765a7deb2,0x9b934c3b330c8577,0x63cc55f49f88eb2f,0xc2781f49ffcfa6d5,0x3cbf6b71c76b25fb,0xf316271c7fc3908a,0x8bef464e3945ef7a,
    0x97edd871cfda3a56,0x97758bf0e3cbb5ac,0xbde94e8e43d0c8ec,0x3d52eeed1cbea317,0xed63a231d4c4fb27,0x4ca7aaa863ee4bdd,0x945e455f24fb1cf8,0x8fe8caa93e74ef6a,
    0xb975d6b6ee39e436,0xb3e2fd538e122b44,0xe7d34c64a9c85d44,0x60dbbca87196b616,0x90e40fbeea1d3a4a,0xbc8955e946fe31cd,0xb51d13aea4a488dd,0x6babab6398bdbe41,
    0xe264589a4dcdab14,0xc696963c7eed2dd1,0x8d7eb76070a08aec,0xfc1e1de5cf543ca2,0xb0de65388cc8ada8,0x3b25a55f43294bcb,0xdd15fe86affad912,0x49ef0eb713f39ebe,
    0x8a2dbf142dfcc7ab,0x6e3569326c784337,0xacb92ed9397bf996,0x49c2c37f07965404,0xd7e77a8f87daf7fb,0xdc33745ec97be906,0x86f0ac99b4e8dafd,0x69a028bb3ded71a3,
    0xa8acd7c0222311bc,0xc40832ea0d68ce0c,0xd2d80db02aabd62b,0xf50a3fa490c30190,0x83c7088e1aab65db,0x792667c6da79e0fa,0xa4b8cab1a1563f52,0x577001b891185938,
    0xcde6fd5e09abcf26,0xed4c0226b55e6f86,0x80b05e5ac60b6178,0x544f8158315b05b4,0xa0dc75f1778e39d6,0x696361ae3db1c721,0xc913936dd571c84c,0x03bc3a19cd1e38e9,
    0xfb5878494ace3a5f,0x04ab48a04065c723,0x9d174b2dcec0e47b,0x62eb0d64283f9c76,0xc45d1df942711d9a,0x3ba5d0bd324f8394,0xf5746577930d6500,0xca8f44ec7ee36479,
    0x9968bf6abbe85f20,0x7e998b13cf4e1ecb,0xbfc2ef456ae276e8,0x9e3fedd8c321a67e,0xefb3ab16c59b14a2,0xc5cfe94ef3ea101e,0x95d04aee3b80ece5,0xbba1f1d158724a12,
    0xbb445da9ca61281f,0x2a8a6e45ae8edc97,0xea1575143cf97226,0xf52d09d71a3293bd,0x924d692ca61be758,0x593c2626705f9c56,0xb6e0c377cfa2e12e,0x6f8b2fb00c77836c,
    0xe498f455c38b997a,0x0b6dfb9c0f956447,0x8edf98b59a373fec,0x4724bd4189bd5eac,0xb2977ee300c50fe7,0x58edec91ec2cb657,0xdf3d5e9bc0f653e1,0x2f2967b66737e3ed,
    0x8b865b215899f46c,0xbd79e0d20082ee74,0xae67f1e9aec07187,0xecd8590680a3aa11,0xda01ee641a708de9,0xe80e6f4820cc9495,0x884134fe908658b2,0x3109058d147fdcdd,
    0xaa51823e34a7eede,0xbd4b46f0599fd415,0xd4e5e2cdc1d1ea96,0x6c9e18ac7007c91a,0x850fadc09923329e,0x03e2cf6bc604ddb0,0xa6539930bf6bff45,0x84db8346b786151c,
    0xcfe87f7cef46ff16,0xe612641865679a63,0x81f14fae158c5f6e,0x4fcb7e8f3f60c07e,0xa26da3999aef7749,0xe3be5e330f38f09d,0xcb090c8001ab551c,0x5cadf5bfd3072cc5,
    0xfdcb4fa002162a63,0x73d9732fc7c8f7f6,0x9e9f11c4014dda7e,0x2867e7fddcdd9afa,0xc646d63501a1511d,0xb281e1fd541501b8,0xf7d88bc24209a565,0x1f225a7ca91a4226,
    0x9ae757596946075f,0x3375788de9b06958,0xc1a12d2fc3978937,0x0052d6b1641c83ae,0xf209787bb47d6b84,0xc0678c5dbd23a49a,0x9745eb4d50ce6332,0xf840b7ba963646e0,
    0xbd176620a501fbff,0xb650e5a93bc3d898,0xec5d3fa8ce427aff,0xa3e51f138ab4cebe,0x93ba47c980e98cdf,0xc66f336c36b10137,0xb8a8d9bbe123f017,0xb80b0047445d4184,
    0xe6d3102ad96cec1d,0xa60dc059157491e5,0x9043ea1ac7e41392,0x87c89837ad68db2f,0xb454e4a179dd1877,0x29babe4598c311fb,0xe16a1dc9d8545e94,0xf4296dd6fef3d67a,
    0x8ce2529e2734bb1d,0x1899e4a65f58660c,0xb01ae745b101e9e4,0x5ec05dcff72e7f8f,0xdc21a1171d42645d,0x76707543f4fa1f73,0x899504ae72497eba,0x6a06494a791c53a8,
    0xabfa45da0edbde69,0x0487db9d17636892,0xd6f8d7509292d603,0x45a9d2845d3c42b6,0x865b86925b9bc5c2,0x0b8a2392ba45a9b2,0xa7f26836f282b732,0x8e6cac7768d7141e,
    0xd1ef0244af2364ff,0x3207d795430cd926,0x8335616aed761f1f,0x7f44e6bd49e807b8,0xa402b9c5a8d3a6e7,0x5f16206c9c6209a6,0xcd036837130890a1,0x36dba887c37a8c0f,
    0x802221226be55a64,0xc2494954da2c9789,0xa02aa96b06deb0fd,0xf2db9baa10b7bd6c,0xc83553c5c8965d3d,0x6f92829494e5acc7,0xfa42a8b73abbf48c,0xcb772339ba1f17f9,
    0x9c69a97284b578d7,0xff2a760414536efb,0xc38413cf25e2d70d,0xfef5138519684aba,0xf46518c2ef5b8cd1,0x7eb258665fc25d69,0x98bf2f79d5993802,0xef2f773ffbd97a61,
    0xbeeefb584aff8603,0xaafb550ffacfd8fa,0xeeaaba2e5dbf6784,0x95ba2a53f983cf38,0x952ab45cfa97a0b2,0xdd945a747bf26183,0xba756174393d88df,0x94f971119aeef9e4,
    0xe912b9d1478ceb17,0x7a37cd5601aab85d,0x91abb422ccb812ee,0xac62e055c10ab33a,0xb616a12b7fe617aa,0x577b986b314d6009,0xe39c49765fdf9d94,0xed5a7e85fda0b80b,
    0x8e41ade9fbebc27d,0x14588f13be847307,0xb1d219647ae6b31c,0x596eb2d8ae258fc8,0xde469fbd99a05fe3,0x6fca5f8ed9aef3bb,0x8aec23d680043bee,0x25de7bb9480d5854,
    0xada72ccc20054ae9,0xaf561aa79a10ae6a,0xd910f7ff28069da4,0x1b2ba1518094da04,0x87aa9aff79042286,0x90fb44d2f05d0842,0xa99541bf57452b28,0x353a1607ac744a53,
    0xd3fa922f2d1675f2,0x42889b8997915ce8,0x847c9b5d7c2e09b7,0x69956135febada11,0xa59bc234db398c25,0x43fab9837e699095,0xcf02b2c21207ef2e,0x94f967e45e03f4bb,
    0x8161afb94b44f57d,0x1d1be0eebac278f5,0xa1ba1ba79e1632dc,0x6462d92a69731732,0xca28a291859bbf93,0x7d7b8f7503cfdcfe,0xfcb2cb35e702af78,0x5cda735244c3d43e,
    0x9defbf01b061adab,0x3a0888136afa64a7,0xc56baec21c7a1916,0x088aaa1845b8fdd0,0xf6c69a72a3989f5b,0x8aad549e57273d45,0x9a3c2087a63f6399,0x36ac54e2f678864b,
    0xc0cb28a98fcf3c7f,0x84576a1bb416a7dd,0xf0fdf2d3f3c30b9f,0x656d44a2a11c51d5,0x969eb7c47859e743,0x9f644ae5a4b1b325,0xbc4665b596706114,0x873d5d9f0dde1fee,
    0xeb57ff22fc0c7959,0xa90cb506d155a7ea,0x9316ff75dd87cbd8,0x09a7f12442d588f2,0xb7dcbf5354e9bece,0x0c11ed6d538aeb2f,0xe5d3ef282a242e81,0x8f1668c8a86da5fa,
    0x8fa475791a569d10,0xf96e017d694487bc,0xb38d92d760ec4455,0x37c981dcc395a9ac,0xe070f78d3927556a,0x85bbe253f47b1417,0x8c469ab843b89562,0x93956d7478ccec8e,
    0xaf58416654a6babb,0x387ac8d1970027b2,0xdb2e51bfe9d0696a,0x06997b05fcc0319e,0x88fcf317f22241e2,0x441fece3bdf81f03,0xab3c2fddeeaad25a,0xd527e81cad7626c3,
    0xd60b3bd56a5586f1,0x8a71e223d8d3b074,0x85c7056562757456,0xf6872d5667844e49,0xa738c6bebb12d16c,0xb428f8ac016561db,0xd106f86e69d785c7,0xe13336d701beba52,
    0x82a45b450226b39c,0xecc0024661173473,0xa34d721642b06084,0x27f002d7f95d0190,0xcc20ce9bd35c78a5,0x31ec038df7b441f4,0xff290242c83396ce,0x7e67047175a15271,
    0x9f79a169bd203e41,0x0f0062c6e984d386,0xc75809c42c684dd1,0x52c07b78a3e60868,0xf92e0c3537826145,0xa7709a56ccdf8a82,0x9bbcc7a142b17ccb,0x88a66076400bb691,
    0xc2abf989935ddbfe,0x6acff893d00ea435,0xf356f7ebf83552fe,0x0583f6b8c4124d43,0x98165af37b2153de,0xc3727a337a8b704a,0xbe1bf1b059e9a8d6,0x744f18c0592e4c5c,
    0xeda2ee1c7064130c,0x1162def06f79df73,0x9485d4d1c63e8be7,0x8addcb5645ac2ba8,0xb9a74a0637ce2ee1,0x6d953e2bd7173692,0xe8111c87c5c1ba99,0xc8fa8db6ccdd0437,
    0x910ab1d4db9914a0,0x1d9c9892400a22a2,0xb54d5e4a127f59c8,0x2503beb6d00cab4b,0xe2a0b5dc971f303a,0x2e44ae64840fd61d,0x8da471a9de737e24,0x5ceaecfed289e5d2,
    0xb10d8e1456105dad,0x7425a83e872c5f47,0xdd50f1996b947518,0xd12f124e28f77719,0x8a5296ffe33cc92f,0x82bd6b70d99aaa6f,0xace73cbfdc0bfb7b,0x636cc64d1001550b,
    0xd8210befd30efa5a,0x3c47f7e05401aa4e,0x8714a775e3e95c78,0x65acfaec34810a71,0xa8d9d1535ce3b396,0x7f1839a741a14d0d,0xd31045a8341ca07c,0x1ede48111209a050,
    0x83ea2b892091e44d,0x934aed0aab460432,0xa4e4b66b68b65d60,0xf81da84d5617853f,0xce1de40642e3f4b9,0x36251260ab9d668e,0x80d2ae83e9ce78f3,0xc1d72b7c6b426019,
    0xa1075a24e4421730,0xb24cf65b8612f81f,0xc94930ae1d529cfc,0xdee033f26797b627,0xfb9b7cd9a4a7443c,0x169840ef017da3b1,0x9d412e0806e88aa5,0x8e1f289560ee864e,
    0xc491798a08a2ad4e,0xf1a6f2bab92a27e2,0xf5b5d7ec8acb58a2,0xae10af696774b1db,0x9991a6f3d6bf1765,0xacca6da1e0a8ef29,0xbff610b0cc6edd3f,0x17fd090a58d32af3,
    0xeff394dcff8a948e,0xddfc4b4cef07f5b0,0x95f83d0a1fb69cd9,0x4abdaf101564f98e,0xbb764c4ca7a4440f,0x9d6d1ad41abe37f1,0xea53df5fd18d5513,0x84c86189216dc5ed,
    0x92746b9be2f8552c,0x32fd3cf5b4e49bb4,0xb7118682dbb66a77,0x3fbc8c33221dc2a1,0xe4d5e82392a40515,0x0fabaf3feaa5334a,0x8f05b1163ba6832d,0x29cb4d87f2a7400e,
    0xb2c71d5bca9023f8,0x743e20e9ef511012,0xdf78e4b2bd342cf6,0x914da9246b255416,0x8bab8eefb6409c1a,0x1ad089b6c2f7548e,0xae9672aba3d0c320,0xa184ac2473b529b1,
    0xda3c0f568cc4f3e8,0xc9e5d72d90a2741e,0x8865899617fb1871,0x7e2fa67c7a658892,0xaa7eebfb9df9de8d,0xddbb901b98feeab7,0xd51ea6fa85785631,0x552a74227f3ea565,
    0x8533285c936b35de,0xd53a88958f87275f,0xa67ff273b8460356,0x8a892abaf368f137,0xd01fef10a657842c,0x2d2b7569b0432d85,0x8213f56a67f6b29b,0x9c3b29620e29fc73,
    0xa298f2c501f45f42,0x8349f3ba91b47b8f,0xcb3f2f7642717713,0x241c70a936219a73,0xfe0efb53d30dd4d7,0xed238cd383aa0110,0x9ec95d1463e8a506,0xf4363804324a40aa,
    0xc67bb4597ce2ce48,0xb143c6053edcd0d5,0xf81aa16fdc1b81da,0xdd94b7868e94050a,0x9b10a4e5e9913128,0xca7cf2b4191c8326,0xc1d4ce1f63f57d72,0xfd1c2f611f63a3f0,
    0xf24a01a73cf2dccf,0xbc633b39673c8cec,0x976e41088617ca01,0xd5be0503e085d813,0xbd49d14aa79dbc82,0x4b2d8644d8a74e18,0xec9c459d51852ba2,0xddf8e7d60ed1219e,
    0x93e1ab8252f33b45,0xcabb90e5c942b503,0xb8da1662e7b00a17,0x3d6a751f3b936243,0xe7109bfba19c0c9d,0x0cc512670a783ad4,0x906a617d450187e2,0x27fb2b80668b24c5,
    0xb484f9dc9641e9da,0xb1f9f660802dedf6,0xe1a63853bbd26451,0x5e7873f8a0396973,0x8d07e33455637eb2,0xdb0b487b6423e1e8,0xb049dc016abc5e5f,0x91ce1a9a3d2cda62,
    0xdc5c5301c56b75f7,0x7641a140cc7810fb,0x89b9b3e11b6329ba,0xa9e904c87fcb0a9d,0xac2820d9623bf429,0x546345fa9fbdcd44,0xd732290fbacaf133,0xa97c177947ad4095,
    0x867f59a9d4bed6c0,0x49ed8eabcccc485d,0xa81f301449ee8c70,0x5c68f256bfff5a74,0xd226fc195c6a2f8c,0x73832eec6fff3111,0x83585d8fd9c25db7,0xc831fd53c5ff7eab,
    0xa42e74f3d032f525,0xba3e7ca8b77f5e55,0xcd3a1230c43fb26f,0x28ce1bd2e55f35eb,0x80444b5e7aa7cf85,0x7980d163cf5b81b3,0xa0555e361951c366,0xd7e105bcc332621f,
    0xc86ab5c39fa63440,0x8dd9472bf3fefaa7,0xfa856334878fc150,0xb14f98f6f0feb951,0x9c935e00d4b9d8d2,0x6ed1bf9a569f33d3,0xc3b8358109e84f07,0x0a862f80ec4700c8,
    0xf4a642e14c6262c8,0xcd27bb612758c0fa,0x98e7e9cccfbd7dbd,0x8038d51cb897789c,0xbf21e44003acdd2c,0xe0470a63e6bd56c3,0xeeea5d5004981478,0x1858ccfce06cac74,
    0x95527a5202df0ccb,0x0f37801e0c43ebc8,0xbaa718e68396cffd,0xd30560258f54e6ba,0xe950df20247c83fd,0x47c6b82ef32a2069,0x91d28b7416cdd27e,0x4cdc331d57fa5441,
    0xb6472e511c81471d,0xe0133fe4adf8e952,0xe3d8f9e563a198e5,0x58180fddd97723a6,0x8e679c2f5e44ff8f,0x570f09eaa7ea7648,0xb201833b35d63f73,0x2cd2cc6551e513da,
    0xde81e40a034bcf4f,0xf8077f7ea65e58d1,0x8b112e86420f6191,0xfb04afaf27faf782,0xadd57a27d29339f6,0x79c5db9af1f9b563,0xd94ad8b1c7380874,0x18375281ae7822bc,
    0x87cec76f1c830548,0x8f2293910d0b15b5,0xa9c2794ae3a3c69a,0xb2eb3875504ddb22,0xd433179d9c8cb841,0x5fa60692a46151eb,0x849feec281d7f328,0xdbc7c41ba6bcd333,
    0xa5c7ea73224deff3,0x12b9b522906c0800,0xcf39e50feae16bef,0xd768226b34870a00,0x81842f29f2cce375,0xe6a1158300d46640,0xa1e53af46f801c53,0x60495ae3c1097fd0,
    0xca5e89b18b602368,0x385bb19cb14bdfc4,0xfcf62c1dee382c42,0x46729e03dd9ed7b5,0x9e19db92b4e31ba9,0x6c07a2c26a8346d1
};
static const double nni_ten_f64[23] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
static const uint64_t nni_ten_u64[20] = {
    1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u, 100000000000u,
    1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u, 10000000000000000u, 100000000000000000u,
    1000000000000000000u, 10000000000000000000u };

/* a b = hi 2^64 + lo */
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 nni_u128;
NNI_FN uint64_t nni_mulhi(uint64_t a, uint64_t b, uint64_t *lo)
{
    nni_u128 p = (nni_u128)a * b;
    *lo = (uint64_t)p;
    return (uint64_t)(p >> 64);
}
#else
NNI_FN uint64_t nni_mulhi(uint64_t a, uint64_t b, uint64_t *lo)
{
    uint64_t al = a & 0xffffffffu, ah = a >> 32, bl = b & 0xffffffffu, bh = b >> 32;
    uint64_t ll = al * bl, lh = al * bh, hl = ah * bl,
             mid = (ll >> 32) + (lh & 0xffffffffu) + (hl & 0xffffffffu);
    *lo = (mid << 32) | (ll & 0xffffffffu);
    return ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32);
}
#endif
#if defined(__GNUC__) || defined(__clang__)
#define NNI_CLZ64(x) __builtin_clzll(x)
#define NNI_CTZ64(x) __builtin_ctzll(x)
#define NNI_LIKELY(x) __builtin_expect(!!(x), 1)
#define NNI_INLINE static inline __attribute__((always_inline, unused))   /* the inside of hot loops */
#else
NNI_FN int nni_clz64(uint64_t x) { int n = 0; while (!(x >> 63)) { x <<= 1; n++; } return n; }
NNI_FN int nni_ctz64(uint64_t x) { int n = 0; while (!(x & 1)) { x >>= 1; n++; } return n; }
#define NNI_CLZ64(x) nni_clz64(x)
#define NNI_CTZ64(x) nni_ctz64(x)
#define NNI_LIKELY(x) (x)
#define NNI_INLINE NNI_FN
#endif
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NNI_LITTLE 1
#elif defined(_MSC_VER)
#define NNI_LITTLE 1
#else
#define NNI_LITTLE 0
#endif

NNI_FN double nni_bits_f64(uint64_t b) { double d; memcpy(&d, &b, 8); return d; }
NNI_FN float  nni_bits_f32(uint32_t b) { float f; memcpy(&f, &b, 4); return f; }
NNI_FN uint64_t nni_f64_bits(double d) { uint64_t b; memcpy(&b, &d, 8); return b; }
NNI_FN uint32_t nni_f32_bits(float f) { uint32_t b; memcpy(&b, &f, 4); return b; }

/* floor(q log2 10) for |q| <= 1233; floor(e log10 2), floor(log10(3/4 2^e)) for |e| <= 1650 */
NNI_FN int nni_log2_ten(int q) { return (int)(((int64_t)q * 1741647) >> 19); }
NNI_FN int nni_log10_two(int e) { return (int)(((int64_t)e * 1262611) >> 22); }
NNI_FN int nni_log10_two34(int e) { return (int)(((int64_t)e * 1262611 - 524031) >> 22); }

/* The two formats: bits of the fraction, least exponent of the unit, exponent field of infinity. */
typedef struct nni_fp { int mant, min_e; uint64_t inf; } nni_fp;
static const nni_fp nni_fp64 = { 52, -1074, 2047 }, nni_fp32 = { 23, -149, 255 };

/* (hi + something below) 2^e rounded to nearest even; hi has its top bit set, `rest` says whether
 * anything is below hi. Returns the bits without sign; infinity when too large. */
NNI_FN uint64_t nni_round_bits(const nni_fp *f, uint64_t hi, int rest, int e)
{
    int drop = 63 - f->mant, ue = e + drop;      /* ue: exponent of the unit of the result */
    uint64_t m, half, low;
    if (ue < f->min_e) { drop += f->min_e - ue; ue = f->min_e; }
    if (drop > 64) return 0;                     /* below half of the least subnormal */
    if (drop == 64) return hi > (uint64_t)1 << 63 || rest ? 1 : 0;
    m = hi >> drop;
    low = hi & (((uint64_t)1 << drop) - 1);
    half = (uint64_t)1 << (drop - 1);
    if (low > half || (low == half && (rest || (m & 1)))) m++;
    if (m >> (f->mant + 1)) { m >>= 1; ue++; }
    if (!(m >> f->mant)) return m;               /* subnormal */
    if (ue - f->min_e + 1 >= (int)f->inf) return f->inf << f->mant;
    return ((uint64_t)(ue - f->min_e + 1) << f->mant) + (m - ((uint64_t)1 << f->mant));
}

/* Natural numbers of up to NNI_BIG words of 32 bits for the rare exact comparison: 800 digits times
 * a power need < 6,000 bits. */
#define NNI_BIG 208
typedef struct nni_big { size_t n; uint32_t w[NNI_BIG]; } nni_big;
NNI_FN void nni_big_muladd(nni_big *b, uint32_t m, uint32_t a)
{
    uint64_t c = a;
    size_t i;
    for (i = 0; i < b->n; i++) { c += (uint64_t)b->w[i] * m; b->w[i] = (uint32_t)c; c >>= 32; }
    if (c && b->n < NNI_BIG) b->w[b->n++] = (uint32_t)c;
}
NNI_FN void nni_big_pow5(nni_big *b, int p)
{
    for (; p >= 13; p -= 13) nni_big_muladd(b, 1220703125u, 0);
    for (; p > 0; p--) nni_big_muladd(b, 5u, 0);
}
NNI_FN void nni_big_shl(nni_big *b, int s)
{
    size_t words = (size_t)(s / 32), i;
    if (s % 32) nni_big_muladd(b, (uint32_t)1 << (s % 32), 0);
    if (!words || !b->n || b->n + words > NNI_BIG) return;
    for (i = b->n; i-- > 0;) b->w[i + words] = b->w[i];
    for (i = 0; i < words; i++) b->w[i] = 0;
    b->n += words;
}
NNI_FN int nni_big_cmp(const nni_big *a, const nni_big *b)
{
    size_t i;
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    for (i = a->n; i-- > 0;) if (a->w[i] != b->w[i]) return a->w[i] < b->w[i] ? -1 : 1;
    return 0;
}
/* The digits of [p, end), a point among them skipped, times 10^exp10 (the weight of the last digit)
 * against the midpoint of `low` and its successor: the bits of the nearer. A midpoint has at most
 * 767 digits, so 800 and "more follows" decide. */
NNI_FN uint64_t nni_round_exact(const nni_fp *f, uint64_t low, const char *p, const char *end,
                                int64_t exp10)
{
    nni_big a, b;
    uint64_t m = low & (((uint64_t)1 << f->mant) - 1);
    int e = (int)(low >> f->mant), used = 0, more = 0, c;
    if (e) m |= (uint64_t)1 << f->mant;
    else e = 1;
    e += f->min_e - 1;                             /* low = m 2^e; the midpoint is (2m + 1) 2^(e - 1) */
    a.n = 0;
    for (; p < end; p++) {
        if (*p == '.' || (used == 0 && *p == '0')) continue;
        if (used < 800) {
            if (used++ == 0) {
                a.w[0] = (uint32_t)(*p - '0');
                a.n = 1;
            } else nni_big_muladd(&a, 10, (uint32_t)(*p - '0'));
        } else {
            exp10++;
            if (*p != '0') more = 1;
        }
    }
    if (more) { nni_big_muladd(&a, 10, 1); exp10--; }
    m = 2 * m + 1;
    b.n = m >> 32 ? 2 : 1;
    b.w[0] = (uint32_t)m;
    b.w[1] = (uint32_t)(m >> 32);
    if (exp10 >= 0) nni_big_pow5(&a, (int)exp10);
    else nni_big_pow5(&b, (int)-exp10);
    c = (int)exp10 - (e - 1);
    if (c >= 0) nni_big_shl(&a, c);
    else nni_big_shl(&b, -c);
    c = nni_big_cmp(&a, &b);
    return c > 0 || (c == 0 && (low & 1)) ? low + 1 : low;
}

/* What the scanner found: value = w 10^q, plus less than one unit of w when `many`. */
typedef struct nni_dec { uint64_t w; int64_t q, last; int neg, many; const char *digits, *end; } nni_dec;
/* w T(q) (up: (w + 1)(T + 1) or w (T + 1)) as hi 2^*e + rest */
NNI_FN uint64_t nni_product(const nni_dec *d, int up, int *rest, int *e)
{
    const uint64_t *t = nni_pow10 + 2 * (d->q - NNI_POW10_MIN);
    uint64_t w = d->w + (up && d->many ? 1u : 0u), h, mid, lo, l1;
    int lz = NNI_CLZ64(w);
    w <<= lz;
    h = nni_mulhi(w, t[0], &mid);
    l1 = nni_mulhi(w, t[1], &lo);
    mid += l1;
    if (mid < l1) h++;
    if (up && !(d->q >= 0 && d->q <= 55)) {
        lo += w;
        if (lo < w && ++mid == 0) h++;
    }
    *e = nni_log2_ten((int)d->q) + 1 - lz;
    if (!(h >> 63)) { h = h << 1 | mid >> 63; mid = mid << 1 | lo >> 63; lo <<= 1; --*e; }
    *rest = (mid | lo) != 0;
    if (mid >= (uint64_t)-8) *rest |= 2;           /* so near a carry that the error could reach hi */
    return h;
}
/* w 10^q by the upper half of the power alone: the true product is hi + r with 0 <= r < 2 (one unit
 * for what was cut off the power, one for the low word), so the rounding is certain unless the bits
 * that go are just below or at one half. 0 = undecided, or near the ends of the range. */
NNI_INLINE int nni_quick_bits(int f32, uint64_t w, int64_t q, uint64_t *bits)
{
    const int mant = f32 ? 23 : 52, min_e = f32 ? -149 : -1074, drop = 63 - mant;
    const uint64_t half = (uint64_t)1 << (drop - 1);
    uint64_t h, mid;
    int lz;
    if (!w) { *bits = 0; return 1; }
    if (f32 ? q < -37 || q > 18 : q < -290 || q > 280) return 0;
    lz = NNI_CLZ64(w);
    h = nni_mulhi(w << lz, nni_pow10[2 * (q - NNI_POW10_MIN)], &mid);
    lz += (int)(~h >> 63);
    h <<= ~h >> 63;                                  /* the top bit at 63: r is below 4 now */
    if ((h & (2 * half - 1)) - (half - 3) < 4) return 0;
    /* the top bit counts one exponent up */
    *bits = ((uint64_t)(nni_log2_ten((int)q) + 1 - lz + drop - min_e) << mant) + (h >> drop) +
            (h >> (drop - 1) & 1);
    return 1;
}
NNI_INLINE int nni_quick_f64(uint64_t w, int q, int neg, double *out)
{
    uint64_t b;
    if (!nni_quick_bits(0, w, q, &b)) return 0;
    b |= (uint64_t)neg << 63;
    memcpy(out, &b, 8);
    return 1;
}
NNI_INLINE int nni_quick_f32(uint64_t w, int q, int neg, float *out)
{
    uint64_t b;
    uint32_t c;
    if (!nni_quick_bits(1, w, q, &b)) return 0;
    c = (uint32_t)b | (uint32_t)neg << 31;
    memcpy(out, &c, 4);
    return 1;
}
NNI_FN uint64_t nni_dec_bits(const nni_fp *f, const nni_dec *d)
{
    uint64_t h, lo, hi;
    int rest, e;
    if (d->w == 0 || d->q < NNI_POW10_MIN) return 0;
    if (d->q > 308) return f->inf << f->mant;
    h = nni_product(d, 0, &rest, &e);
    lo = nni_round_bits(f, h, rest != 0, e);
    if (!d->many && (rest == 1 || (d->q >= 0 && d->q <= 55))) return lo;
    h = nni_product(d, 1, &rest, &e);
    hi = nni_round_bits(f, h, 1, e);
    return lo == hi ? lo : nni_round_exact(f, lo, d->digits, d->end, d->last);
}

/* Eight digits at once: nni_is8 tests, nni_val8 gives the value of eight bytes 0..9 (the first one
 * lowest). */
NNI_FN int nni_is8(uint64_t v)
{
    return !(((v + 0x4646464646464646u) | (v - 0x3030303030303030u)) & 0x8080808080808080u);
}
NNI_FN uint32_t nni_val8(uint64_t v)
{
    v = v * 10 + (v >> 8);
    v = ((v & 0x000000ff000000ffu) * 0x000f424000000064u +
         ((v >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >> 32;
    return (uint32_t)v;
}
/* the value of the first k (0..7) of eight digits */
NNI_INLINE uint32_t nni_head8(uint64_t v, int k)
{
    return nni_val8((v ^ 0x3030303030303030u) << (56 - 8 * k) << 8);
}
/* Bytes that keep the last k of 16 (from 16 + k on) or of 32 (from k on) digits, as values */
#ifdef NNI_X86
static const unsigned char nni_keep[65] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17\17";
#endif
/* At most 23 digits from p, without a loop over them: the end, NULL when there are more. 32 bytes
 * from p and NNI_QUICK_BACK before it are readable. */
#define NNI_QUICK_BACK 32
NNI_INLINE const char *nni_quick_digits(const char *p, uint64_t *w)
{
    uint64_t v = *w, x;
#ifdef NNI_X86                                       /* the last 16 digits in one vector, those before them in another */
    const __m128i up = _mm_set1_epi8(0x50), ten = _mm_set1_epi8(-118), zero = _mm_setzero_si128(),
                  m10 = _mm_set1_epi32(0x1000a), m100 = _mm_set1_epi32(0x10064);
    __m128i d = _mm_loadu_si128((const __m128i *)(const void *)p),
            e = _mm_loadu_si128((const __m128i *)(const void *)(p + 16));
    size_t n = (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(_mm_add_epi8(d, up), ten)) |
               (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(_mm_add_epi8(e, up), ten)) << 16, k;
    n = (size_t)NNI_CTZ64(~(uint64_t)n);
    if (n > 23) return NULL;
    k = n < 16 ? n : 16;
    d = _mm_and_si128(_mm_loadu_si128((const __m128i *)(const void *)(p + n - 16)),
                      _mm_loadu_si128((const __m128i *)(const void *)(nni_keep + 16 + k)));
    e = _mm_and_si128(_mm_loadu_si128((const __m128i *)(const void *)(p + n - 32)),
                      _mm_loadu_si128((const __m128i *)(const void *)(nni_keep + 16 + (n - k))));
    d = _mm_packs_epi32(_mm_madd_epi16(_mm_unpacklo_epi8(d, zero), m10),
                        _mm_madd_epi16(_mm_unpackhi_epi8(d, zero), m10));
    e = _mm_packs_epi32(_mm_madd_epi16(_mm_unpackhi_epi8(e, zero), m10), zero);
    d = _mm_madd_epi16(_mm_packs_epi32(_mm_madd_epi16(d, m100), _mm_madd_epi16(e, m100)),
                       _mm_set1_epi32(0x12710));
    x = (uint64_t)_mm_cvtsi128_si64(d);
    v = v * nni_ten_u64[n - k] + (unsigned)_mm_cvtsi128_si32(_mm_srli_si128(d, 8));
    *w = v * nni_ten_u64[k] + (x & 0xffffffffu) * 100000000u + (x >> 32);
    return p + n;
#else
    uint64_t stop;
    int k;
    memcpy(&x, p, 8);
    if (nni_is8(x)) {
        v = v * 100000000u + nni_val8(x - 0x3030303030303030u);
        memcpy(&x, p += 8, 8);
        if (nni_is8(x)) {
            v = v * 100000000u + nni_val8(x - 0x3030303030303030u);
            memcpy(&x, p += 8, 8);
        }
    }
    /* its lowest bit stands at the first byte that is no digit */
    stop = ((x + 0x4646464646464646u) | (x - 0x3030303030303030u)) & 0x8080808080808080u;
    if (!stop) return NULL;
    k = NNI_CTZ64(stop) >> 3;
    *w = v * nni_ten_u64[k] + nni_head8(x, k);
    return p + k;
#endif
}
/* The usual number, [-]digits[.digits][e[+-]digits] of at most 19 significant ones: value = w 10^q.
 * p must have NNI_QUICK readable bytes, and
 * NNI_QUICK_BACK before it. The end; NULL = go the long way. *real: there is a point or an exponent. */
#define NNI_QUICK 64
NNI_INLINE const char *nni_quick_dec(const char *p, uint64_t *w, int *q, int *neg, int *real)
{
    const char *start, *frac;
    ptrdiff_t digits;
    uint64_t v;
    *neg = *p == '-';
    start = p += *neg;
    v = (uint64_t)(unsigned char)*p - '0';
    *q = *real = 0;
    if (!NNI_LITTLE || v > 9) return NULL;
    if (p[1] == '.') p++;
    else {
        v = 0;
        if ((p = nni_quick_digits(p, &v)) == NULL) return NULL;
    }
    digits = p - start;
    if (*p == '.') {
        *real = 1;
        frac = p + 1;
        if ((p = nni_quick_digits(frac, &v)) == NULL || p == frac) return NULL;
        *q = (int)(frac - p);
        digits += p - frac;
    }
    if (digits > 19) {
        for (frac = start; frac < p && (*frac == '0' || *frac == '.'); frac++) digits -= *frac == '0';
        if (digits > 19) return NULL;
    }
    if ((*p | 32) == 'e') {
        int minus = p[1] == '-', e = 0;
        frac = p += 1 + (minus || p[1] == '+');
        for (; (unsigned)(*p - '0') < 10u && p - frac < 4; p++) e = 10 * e + (*p - '0');
        if (p == frac || p - frac == 4) return NULL;
        *q += minus ? -e : e;
        *real = 1;
    }
    *w = v;
    return p;
}
#ifdef NNI_X86
/* Cells of the form [-]d.ddd with 1 to 18 digits behind the point and a delimiter behind them, as
 * finite f64 or f32 to x: how many, at most n, while
 * NNI_QUICK bytes stand behind them; *pp moves on. What is not of that form is left to nni_quick_dec. */
__attribute__((target("avx2,bmi,bmi2"))) NNI_INLINE size_t nni_reals_as(const char **pp,
                                                                        const char *end, char delim,
                                                                        unsigned char *x, size_t n,
                                                                        int f32)
{
    const __m256i up = _mm256_set1_epi8(0x50), ten = _mm256_set1_epi8(-118);
    const __m256i m10 = _mm256_set1_epi16(0x10a), m100 = _mm256_set1_epi32(0x10064),
                  m10000 = _mm256_set1_epi32(0x12710);
    const __m256i stop = _mm256_set1_epi8(delim);
    /* delimiters before `at` and not yet passed are in m: where the next cell begins does not
     * wait */
    const char *p = *pp, *at = p;
    uint64_t m = 0, w, v;                            /* for the digits of this one */
    size_t i;
    for (i = 0; i < n && end - p >= NNI_QUICK; i++) {
        const __m256i t = _mm256_loadu_si256((const __m256i *)(const void *)p);
        const uint32_t other = ~(uint32_t)_mm256_movemask_epi8(
                           _mm256_cmpgt_epi8(ten, _mm256_add_epi8(t, up))), neg = *p == '-';
        size_t len;
        __m256i d;
        while (!m && end - at >= 64) {
            m = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(
                    _mm256_loadu_si256((const __m256i *)(const void *)at), stop)) |
                (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(
                    _mm256_loadu_si256((const __m256i *)(const void *)(at + 32)), stop)) << 32;
            at += 64;
        }
        if (!m) break;
        len = (size_t)(at - p) + (size_t)NNI_CTZ64(m) - 64;
        m &= m - 1;
        if (len - neg - 3 > 17 ||
            other << (31 - len) != (neg | 2u << neg | 1u << len) << (31 - len) || p[neg + 1] != '.')
            break;
        d = _mm256_and_si256(
            _mm256_loadu_si256((const __m256i *)(const void *)(p + len - 32)),
            _mm256_loadu_si256((const __m256i *)(const void *)(nni_keep + (len - neg - 2))));
        d = _mm256_madd_epi16(_mm256_maddubs_epi16(d, m10), m100);
        d = _mm256_madd_epi16(_mm256_packs_epi32(d, d), m10000);
        v = (uint64_t)_mm_cvtsi128_si64(_mm256_extracti128_si256(d, 1));
        w = (uint64_t)(p[neg] - '0') * nni_ten_u64[len - neg - 2] +
            ((uint64_t)_mm_cvtsi128_si64(_mm256_castsi256_si128(d)) >> 32) * 10000000000000000u +
            (v & 0xffffffffu) * 100000000u + (v >> 32);
        if (!nni_quick_bits(f32, w, (int64_t)(neg + 2) - (int64_t)len, &v)) break;
        if (f32) { const uint32_t u = (uint32_t)v | neg << 31; memcpy(x, &u, 4); x += 4; }
        else { v |= (uint64_t)neg << 63; memcpy(x, &v, 8); x += 8; }
        p += len + 1;
    }
    *pp = p;
    return i;
}
__attribute__((target("avx2,bmi,bmi2"))) NNI_FN size_t nni_reals(const char **pp, const char *end,
                                                                 char delim, unsigned char *x,
                                                                 size_t n, int f32)
{
    return f32 ? nni_reals_as(pp, end, delim, x, n, 1) : nni_reals_as(pp, end, delim, x, n, 0);
}
#endif
/* Digits from p: the end; *w takes their value modulo 2^64. */
NNI_FN const char *nni_scan_digits(const char *p, const char *end, uint64_t *w)
{
    uint64_t v = *w;
#if NNI_LITTLE
    while (end - p >= 8) {
        uint64_t x;
        memcpy(&x, p, 8);
        if (!nni_is8(x)) break;
        v = v * 100000000u + nni_val8(x - 0x3030303030303030u);
        p += 8;
    }
#endif
    while (p < end && (unsigned)(*p - '0') < 10u) v = v * 10 + (uint64_t)(*p++ - '0');
    *w = v;
    return p;
}
/* Bytes of the number at s, 0 = none. Words (inf, nan) are not numbers here. */
NNI_FN size_t nni_scan_dec(const char *s, size_t n, nni_dec *d)
{
    const char *p = s, *end = s + n, *start, *frac;
    size_t digits;
    d->w = 0;
    d->q = 0;
    d->many = 0;
    d->neg = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    start = p;
    p = nni_scan_digits(p, end, &d->w);
    digits = (size_t)(p - start);
    if (p < end && *p == '.') {
        frac = p + 1;
        p = nni_scan_digits(frac, end, &d->w);
        digits += (size_t)(p - frac);
        d->q = -(int64_t)(p - frac);
        if (!digits) return 0;
    }
    if (!digits) return 0;
    d->digits = start;
    d->end = p;
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *x = p + 1;
        int neg = 0;
        int64_t v = 0;
        if (x < end && (*x == '-' || *x == '+')) neg = *x++ == '-';
        if (x < end && (unsigned)(*x - '0') < 10u) {
            /* far beyond any text's length */
            for (; x < end && (unsigned)(*x - '0') < 10u; x++)
                if (v < (int64_t)1 << 56) v = v * 10 + (*x - '0');
            d->q += neg ? -v : v;
            p = x;
        }
    }
    d->last = d->q;
    if (digits > 19) {                             /* w has wrapped, or holds leading zeros only */
        const char *c = start;
        size_t left = digits;
        int k;
        for (; c < d->end && (*c == '0' || *c == '.'); c++) if (*c == '0') left--;
        if (left > 19) {
            d->w = 0;
            for (k = 0; k < 19; c++) if (*c != '.') { d->w = d->w * 10 + (uint64_t)(*c - '0'); k++; }
            d->q += (int64_t)(left - 19);
            d->many = 1;
        }
    }
    return (size_t)(p - s);
}
NNI_FN int nni_word_at(const char *s, size_t n, const char *word)
{
    size_t i;
    for (i = 0; word[i]; i++) if (i >= n || (s[i] | 32) != word[i]) return 0;
    return 1;
}
/* inf, infinity, nan with a sign: bytes, 0 = none; *kind 1 inf, 2 nan */
NNI_FN size_t nni_scan_word(const char *s, size_t n, int *kind, int *neg)
{
    size_t k = n && (*s == '-' || *s == '+') ? 1 : 0;
    *neg = k && *s == '-';
    *kind = 1;
    if (nni_word_at(s + k, n - k, "infinity")) return k + 8;
    if (nni_word_at(s + k, n - k, "inf")) return k + 3;
    *kind = 2;
    return nni_word_at(s + k, n - k, "nan") ? k + 3 : 0;
}
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
#define NNI_EXACT_FP 1
#else
#define NNI_EXACT_FP 0
#endif
/* Text -> the bits of a double or a float; 0 bytes used: no number. */
NNI_FN size_t nni_num_parse(int f32, const char *s, size_t n, uint64_t *bits)
{
    const nni_fp *f = f32 ? &nni_fp32 : &nni_fp64;
    char b[NNI_QUICK_BACK + NNI_QUICK];                /* a copy, with what nni_quick_dec may touch */
    const char *t = b + NNI_QUICK_BACK, *end;
    uint64_t w;
    int q, neg, real, kind;
    nni_dec d;
    size_t used;
    memset(b, 0, sizeof b);
    if (n) memcpy(b + NNI_QUICK_BACK, s, n < NNI_QUICK ? n : NNI_QUICK);
    end = nni_quick_dec(t, &w, &q, &neg, &real);
    if (end && nni_quick_bits(f32, w, q, bits)) used = (size_t)(end - t);
    else if ((used = nni_scan_dec(s, n, &d)) != 0) { *bits = nni_dec_bits(f, &d); neg = d.neg; }
    else if ((used = nni_scan_word(s, n, &kind, &neg)) != 0) {
        *bits = f->inf << f->mant;
        if (kind == 2) { *bits |= (uint64_t)1 << (f->mant - 1); neg = 0; }
    } else return 0;
    *bits |= (uint64_t)neg << (f32 ? 31 : 63);
    return used;
}
NN_DEF size_t nn_f64_parse(const char *s, size_t n, double *out)
{
    uint64_t b;
    size_t used = nni_num_parse(0, s, n, &b);
    if (used) *out = nni_bits_f64(b);
    return used;
}
NN_DEF size_t nn_f32_parse(const char *s, size_t n, float *out)
{
    uint64_t b;
    size_t used = nni_num_parse(1, s, n, &b);
    if (used) *out = nni_bits_f32((uint32_t)b);
    return used;
}
NN_DEF size_t nn_u64_parse(const char *s, size_t n, uint64_t *out)
{
    const char *p = s, *end = s + n, *c;
    uint64_t v = 0;
    if (p < end && *p == '+') p++;
    if (p == end || (unsigned)(*p - '0') >= 10u) return 0;
    while (p < end && *p == '0') p++;
    c = p;
    p = nni_scan_digits(p, end, &v);
    if (p - c > 20) return 0;
    if (p - c == 20) {                              /* 10^19 .. 99999999999999999999: redo with a check */
        uint64_t head = 0;
        (void)nni_scan_digits(c, p - 1, &head);
        if (head > UINT64_MAX / 10 || (head == UINT64_MAX / 10 && p[-1] > '5')) return 0;
    }
    *out = v;
    return (size_t)(p - s);
}
NN_DEF size_t nn_i64_parse(const char *s, size_t n, int64_t *out)
{
    size_t neg = n && *s == '-' ? 1 : 0, used;
    uint64_t v;
    if (neg && n > 1 && s[1] == '+') return 0;
    used = nn_u64_parse(s + neg, n - neg, &v);
    if (!used || v > (uint64_t)INT64_MAX + (neg ? 1u : 0u)) return 0;
    *out = neg ? (v ? -(int64_t)(v - 1) - 1 : 0) : (int64_t)v;
    return used + neg;
}

/* ---- printing */
static const char nni_pairs[201] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546"
    "4748495051525354555657585960616263646566676869"
    "707172737475767778798081828384858687888990919293949596979899";
/* Two numbers of eight digits (below 10^8) at once, as values, the first in the lowest byte:
 * halves, pairs, digits, each division a product by a rounded
 * inverse, the rests beside the quotients. */
NNI_INLINE void nni_digits16(uint32_t head, uint32_t tail, uint64_t *x, uint64_t *y)
{
#ifdef NNI_X86
    __m128i v = _mm_unpacklo_epi64(_mm_cvtsi32_si128((int)head), _mm_cvtsi32_si128((int)tail)), q;
    q = _mm_srli_epi64(_mm_mul_epu32(v, _mm_set1_epi32((int)0xd1b71759u)), 45);
    v = _mm_or_si128(q, _mm_slli_epi64(_mm_sub_epi32(v, _mm_mul_epu32(q, _mm_set1_epi32(10000))), 32));
    q = _mm_srli_epi16(_mm_mulhi_epu16(v, _mm_set1_epi16(5243)), 3);
    v = _mm_or_si128(q, _mm_slli_epi32(_mm_sub_epi16(v, _mm_mullo_epi16(q, _mm_set1_epi16(100))), 16));
    q = _mm_mulhi_epu16(v, _mm_set1_epi16(6554));
    v = _mm_or_si128(q, _mm_slli_epi16(_mm_sub_epi16(v, _mm_mullo_epi16(q, _mm_set1_epi16(10))), 8));
    *x = (uint64_t)_mm_cvtsi128_si64(v);
    *y = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(v, v));
#else
    uint64_t half[2], t;
    int i;
    half[0] = head;
    half[1] = tail;
    for (i = 0; i < 2; i++) {
        uint32_t q = (uint32_t)half[i] / 10000u;
        half[i] = q | (uint64_t)((uint32_t)half[i] - 10000u * q) << 32;
        t = (half[i] * 10486u) >> 20 & 0x0000007f0000007fu;
        half[i] = t | (half[i] - 100 * t) << 16;
        t = (half[i] * 103u) >> 10 & 0x000f000f000f000fu;
        half[i] = t | (half[i] - 10 * t) << 8;
    }
    *x = half[0];
    *y = half[1];
#endif
}
NNI_FN void nni_store8(char *b, uint64_t digits)
{
    digits |= 0x3030303030303030u;
    if (NNI_LITTLE) memcpy(b, &digits, 8);
    else nni_put_le64(b, digits);
}
NNI_FN int nni_count_digits(uint64_t v)              /* v = 0 has one */
{
    int n = ((64 - NNI_CLZ64(v | 1)) * 1233) >> 12;
    return n - ((v | 1) < nni_ten_u64[n]) + 1;
}
/* the digits of v, without NUL; returns how many (1..20) */
NNI_FN size_t nni_put_u64(char *b, uint64_t v)
{
    uint64_t x, y;
    int n;
    char *p;
    if (v < 100000000u) {
        uint32_t u = (uint32_t)v;
        n = nni_count_digits(v);
        p = b + n;
        while (u >= 100) { p -= 2; memcpy(p, nni_pairs + 2 * (u % 100), 2); u /= 100; }
        if (u >= 10) memcpy(b, nni_pairs + 2 * u, 2);
        else b[0] = (char)('0' + u);
        return (size_t)n;
    }
    if (v < (uint64_t)10000000000000000u) {
        n = (int)nni_put_u64(b, v / 100000000u);
        nni_digits16(0, (uint32_t)(v % 100000000u), &x, &y);
        nni_store8(b + n, y);
        return (size_t)n + 8;
    }
    n = (int)nni_put_u64(b, v / 10000000000000000u);
    v %= 10000000000000000u;
    nni_digits16((uint32_t)(v / 100000000u), (uint32_t)(v % 100000000u), &x, &y);
    nni_store8(b + n, x);
    nni_store8(b + n + 8, y);
    return (size_t)n + 16;
}
NN_DEF size_t nn_u64_print(char *buf, uint64_t v)
{
    size_t n = nni_put_u64(buf, v);
    buf[n] = 0;
    return n;
}
NN_DEF size_t nn_i64_print(char *buf, int64_t v)
{
    if (v >= 0) return nn_u64_print(buf, (uint64_t)v);
    buf[0] = '-';
    return 1 + nn_u64_print(buf + 1, 0 - (uint64_t)v);
}
/* digits 10^k (0 < digits < 10^17) in repr's layout to b [NN_NUM_BYTES]; the length, the NUL not
 * counted. The digits stay in registers, first | x | y with
 * zeros behind, and are stored where they stand before the point and again where they stand behind
 * it: hardly anything branches on how many there are. */
NNI_FN size_t nni_layout(char *b, uint64_t digits, int k)
{
    uint64_t high = digits / 100000000u, first = high / 100000000u, x, y;
    int n = 16 + (first != 0), whole = first == 0, dp, e, zeros;
    char *p = b;
    nni_digits16((uint32_t)(high - 100000000u * first), (uint32_t)(digits - 100000000u * high), &x, &y);
    zeros = y ? NNI_CLZ64(y) >> 3 : x ? 8 + (NNI_CLZ64(x) >> 3) : 16;
    if (digits < 1000000000000000u) {                /* a float, or a short one */
        if (!x) { x = y; y = 0; n -= 8; }
        dp = NNI_CTZ64(x) & 56;
        x = x >> dp | (y << 1) << (63 - dp);
        y >>= dp;
        n -= dp / 8;
    }
    first |= x & (0xffu * (unsigned)whole);          /* without a 17th digit all move one place to
                                                        the front */
    x = x >> 8 * whole | (y << 56 & (0 - (uint64_t)whole));
    y >>= 8 * whole;
    dp = n + k;                                      /* the value is 0.d1 d2 ... 10^dp */
    n -= zeros;
    if (dp > -4 && dp <= 16) {
        int in = dp > 0, to = in ? dp : 1, at = in ? 0 : 2 - dp, tail = in ? dp + 1 : at + 1;
        memcpy(p, "0.000000", 8);
        p[at] = (char)('0' + first);
        nni_store8(p + at + 1, x);
        if (dp > 8) {                                /* the digits from the point on: at most 8 */
            nni_store8(p + 9, y);
            nni_store8(p + tail, y >> 8 * (dp - 9));
        } else {
            nni_store8(p + tail, x >> 8 * (to - 1) | (y << 1) << (71 - 8 * to));
            nni_store8(p + tail + 8, y >> 8 * (to - 1));
        }
        p[to] = '.';
        p += in ? (n <= dp ? dp + 2 : n + 1) : at + n;
        *p = 0;
        return (size_t)(p - b);
    }
    p[0] = (char)('0' + first);
    p[1] = '.';
    nni_store8(p + 2, x);
    nni_store8(p + 10, y);
    p += n > 1 ? n + 1 : 1;
    e = dp - 1;
    *p++ = 'e';
    *p++ = e < 0 ? '-' : '+';
    if (e < 0) e = -e;
    if (e >= 100) { *p++ = (char)('0' + e / 100); e %= 100; }
    memcpy(p, nni_pairs + 2 * e, 2);
    p += 2;
    *p = 0;
    return (size_t)(p - b);
}
NNI_FN size_t nni_print_special(char *buf, int nan, int neg)
{
    strcpy(buf, nan ? "nan" : neg ? "-inf" : "inf");
    return strlen(buf);
}
/* g cp / 2^128 truncated, the last bit set when anything was cut off */
NNI_FN uint64_t nni_round_odd(uint64_t ghi, uint64_t glo, uint64_t cp)
{
    uint64_t y0, y1, x1, lo;
    x1 = nni_mulhi(glo, cp, &lo);
    y1 = nni_mulhi(ghi, cp, &y0);
    y0 += x1;
    if (y0 < x1) y1++;
    return y1 | (y0 > 1);
}
/* Schubfach: c 2^q (c > 0; `closer`: the lower neighbour is at half the distance) as s 10^*k, s shortest */
NNI_FN uint64_t nni_schubfach(uint64_t c, int q, int closer, int *k10)
{
    uint64_t ghi, glo, lower, upper, vb, s, sp;
    const uint64_t *g;
    int out = (int)(c & 1), k = closer ? nni_log10_two34(q) : nni_log10_two(q),
        h = q + nni_log2_ten(-k) + 1, u_in, w_in;
    g = nni_pow10 + 2 * (-k - NNI_POW10_MIN);
    ghi = g[0];
    glo = g[1];
    if (!(-k >= 0 && -k <= 55) && ++glo == 0) ghi++; /* the algorithm wants the power rounded up */
    lower = nni_round_odd(ghi, glo, (4 * c - 2 + (uint64_t)closer) << h) + (uint64_t)out;
    vb = nni_round_odd(ghi, glo, (4 * c) << h);
    upper = nni_round_odd(ghi, glo, (4 * c + 2) << h) - (uint64_t)out;
    s = vb / 4;
    if (s >= 10) {                                   /* one digit less? */
        sp = s / 10;
        u_in = lower <= 40 * sp;
        w_in = 40 * sp + 40 <= upper;
        if (u_in != w_in) { *k10 = k + 1; return sp + (uint64_t)w_in; }
    }
    *k10 = k;
    u_in = lower <= 4 * s;
    w_in = 4 * s + 4 <= upper;
    if (u_in != w_in) return s + (uint64_t)w_in;
    return s + (vb > 4 * s + 2 || (vb == 4 * s + 2 && (s & 1)) ? 1u : 0u);
}
/* The same with a third of the products, wherever no bound is near (all but exact cases): the value
 * in units of 10^k is whole + part / 2^64, half the distance between neighbours (below 5 units)
 * half / 2^60. A multiple of 10 is as near as that, or the nearest whole number is the shortest. */
NNI_INLINE uint64_t nni_shortest(uint64_t c, int q, int closer, int *k10)
{
    const uint64_t ten = (uint64_t)10 << 60;
    int k = nni_log10_two(q), h = q + nni_log2_ten(-k) + 1;
    const uint64_t *g = nni_pow10 + 2 * (-k - NNI_POW10_MIN);
    uint64_t part, low, whole = nni_mulhi(c << h, g[0], &part), add = nni_mulhi(c << h, g[1], &low),
                        half = g[0] >> (5 - h), tens, rest, up, shorter;
    part += add;
    whole += part < add;
    tens = whole / 10;
    rest = (whole - 10 * tens) << 60 | part >> 4;
    if (closer || whole < 10 || rest - half + 3 < 7 || rest + half - ten + 3 < 7 ||
        part + 3 - ((uint64_t)1 << 63) < 7) return nni_schubfach(c, q, closer, k10);
    up = rest + half > ten;
    shorter = up | (rest < half);
    whole += part >> 63;
    tens += up;
    *k10 = k + (int)shorter;
    return whole ^ ((whole ^ tens) & (0 - shorter)); /* without a branch: one is as likely as the other */
}
NN_DEF size_t nn_f64_print(char *buf, double v)
{
    uint64_t b = nni_f64_bits(v), m = b & (((uint64_t)1 << 52) - 1), s;
    int e = (int)(b >> 52) & 2047, k;
    size_t neg = (size_t)(b >> 63);
    if (e == 2047) return nni_print_special(buf, m != 0, neg != 0);
    *buf = '-';
    if (!e && !m) { memcpy(buf + neg, "0.0", 4); return neg + 3; }
    if (e >= 1023 && e <= 1075) {                    /* an integer below 2^53 */
        int drop = 1075 - e;
        uint64_t c = m | (uint64_t)1 << 52;
        if (!(c & (((uint64_t)1 << drop) - 1))) {
            size_t n = neg + nni_put_u64(buf + neg, c >> drop);
            memcpy(buf + n, ".0", 3);
            return n + 2;
        }
    }
    s = nni_shortest(e ? m | (uint64_t)1 << 52 : m, e ? e - 1075 : -1074, m == 0 && e > 1, &k);
    return neg + nni_layout(buf + neg, s, k);
}
NN_DEF size_t nn_f32_print(char *buf, float v)
{
    uint32_t b = nni_f32_bits(v), m = b & 0x7fffffu, c;
    int e = (int)(b >> 23) & 255, q, k;
    size_t neg = (size_t)(b >> 31), n;
    uint64_t s;
    if (e == 255) return nni_print_special(buf, m != 0, neg != 0);
    *buf = '-';
    if (!e && !m) { memcpy(buf + neg, "0.0", 4); return neg + 3; }
    c = e ? m | 0x800000u : m;
    q = e ? e - 150 : -149;
    if (q <= 0 && q > -24 && !(c & ((1u << -q) - 1))) {
        n = neg + nni_put_u64(buf + neg, c >> -q);
        memcpy(buf + n, ".0", 3);
        return n + 2;
    }
    s = nni_shortest(c, q, m == 0 && e > 1, &k);
    return neg + nni_layout(buf + neg, s, k);
}

/* ---- a fixed number of places */
/* |v| = m 2^e, finite */
NNI_FN uint64_t nni_split(double v, int *e)
{
    uint64_t b = nni_f64_bits(v), m = b & (((uint64_t)1 << 52) - 1);
    int x = (int)(b >> 52) & 2047;
    *e = x ? x - 1075 : -1074;
    return x ? m | (uint64_t)1 << 52 : m;
}
/* *q = m 2^e 10^decimals to nearest even, when that is below 2^64: 1; else 0 */
NNI_FN int nni_scaled(uint64_t m, int e, int decimals, uint64_t *q)
{
    uint64_t hi, lo, half, v, low;
    if (decimals > 19) return 0;
    hi = nni_mulhi(m, nni_ten_u64[decimals], &lo);
    if (e >= 0) {
        if (hi || e > 63 || (e && lo >> (64 - e))) return 0;
        *q = lo << e;
        return 1;
    }
    e = -e;
    if (e >= 128) { *q = 0; return 1; }              /* the product is below 2^117 */
    if (e > 64) {
        v = hi >> (e - 64);
        low = hi & (((uint64_t)1 << (e - 64)) - 1);
        half = (uint64_t)1 << (e - 65);
        v += low > half || (low == half && (lo || (v & 1))) ? 1u : 0u;
    } else if (e == 64) {
        half = (uint64_t)1 << 63;
        v = hi + (lo > half || (lo == half && (hi & 1)) ? 1u : 0u);
    } else {
        if (hi >> (e - 1)) return 0;                 /* one bit to spare for the carry */
        v = hi << (64 - e) | lo >> e;
        low = lo & (((uint64_t)1 << e) - 1);
        half = (uint64_t)1 << (e - 1);
        v += low > half || (low == half && (v & 1)) ? 1u : 0u;
    }
    *q = v;
    return 1;
}
/* The digits of m 2^e 10^decimals to nearest even, at most 640 of them, by big integers. */
NNI_FN size_t nni_scaled_big(char *out, uint64_t m, int e, int decimals)
{
    nni_big a;
    char tmp[660];
    size_t n = 0, i;
    int k;
    a.w[0] = (uint32_t)m;
    a.w[1] = (uint32_t)(m >> 32);
    a.n = a.w[1] ? 2 : a.w[0] ? 1 : 0;
    nni_big_pow5(&a, decimals);
    e += decimals;
    if (e >= 0) nni_big_shl(&a, e);
    else if (a.n) {
        size_t words = (size_t)(-e / 32), bits = (size_t)(-e % 32);
        int half = 0, below = 0;
        for (i = 0; i < words && i < a.n; i++) {
            below |= half;
            half = (int)(a.w[i] >> 31);
            below |= (a.w[i] & 0x7fffffffu) != 0;
        }
        if (i < words) { below |= half; half = 0; }
        if (words >= a.n) a.n = 0;
        else {
            memmove(a.w, a.w + words, (a.n - words) * sizeof a.w[0]);
            a.n -= words;
        }
        if (bits && a.n) {
            uint32_t cut = a.w[0] & (((uint32_t)1 << bits) - 1);
            below |= half;
            half = (int)(cut >> (bits - 1));
            below |= (cut & (((uint32_t)1 << (bits - 1)) - 1)) != 0;
            for (i = 0; i < a.n; i++)
                a.w[i] = a.w[i] >> bits | (i + 1 < a.n ? a.w[i + 1] << (32 - bits) : 0);
        } else if (bits) half = 0;
        while (a.n && !a.w[a.n - 1]) a.n--;
        if (half && (below || (a.n && (a.w[0] & 1)))) {
            for (i = 0; i < a.n && ++a.w[i] == 0; i++) { }
            if (i == a.n) a.w[a.n++] = 1;
        }
    }
    while (a.n) {
        uint64_t r = 0;
        for (i = a.n; i-- > 0;) {
            r = r << 32 | a.w[i];
            a.w[i] = (uint32_t)(r / 1000000000u);
            r %= 1000000000u;
        }
        while (a.n && !a.w[a.n - 1]) a.n--;
        for (k = 0; k < 9; k++) { tmp[n++] = (char)('0' + r % 10); r /= 10; }
    }
    while (n && tmp[n - 1] == '0') n--;
    if (!n) tmp[n++] = '0';
    for (i = 0; i < n; i++) out[i] = tmp[n - 1 - i];
    return n;
}
NN_DEF size_t nn_f64_fixed(char *buf, size_t cap, double v, int decimals)
{
    char d[660], t[1000];
    uint64_t bits = nni_f64_bits(v), m, q;
    size_t n, len = 0, places;
    int e;
    if (((bits >> 52) & 2047) == 2047)
        len = nni_print_special(t, (bits & (((uint64_t)1 << 52) - 1)) != 0, (int)(bits >> 63));
    else {
        if (decimals < 0) decimals = 0;
        if (decimals > 300) decimals = 300;
        places = (size_t)decimals;
        m = nni_split(v, &e);
        n = nni_scaled(m, e, decimals, &q) ? nni_put_u64(d, q) : nni_scaled_big(d, m, e, decimals);
        if (bits >> 63) t[len++] = '-';
        if (n <= places) {                           /* 0.000ddd */
            size_t i;                                /* n >= 1, so places >= 1 */
            t[len++] = '0';
            t[len++] = '.';
            for (i = n; i < places; i++) t[len++] = '0';
            memcpy(t + len, d, n);
            len += n;
        } else {
            memcpy(t + len, d, n - places);
            len += n - places;
            if (places) { t[len++] = '.'; memcpy(t + len, d + n - places, places); len += places; }
        }
    }
    if (cap) {
        n = len < cap ? len : cap - 1;
        memcpy(buf, t, n);
        buf[n] = 0;
    }
    return len;
}
NN_DEF double nn_f64_round(double v, int decimals)
{
    uint64_t bits = nni_f64_bits(v), m, q;
    double r = v;
    int e;
    if (((bits >> 52) & 2047) == 2047) return v;
    if (decimals < 0) decimals = 0;
    if (decimals > 300) decimals = 300;
    m = nni_split(v, &e);
    if (e >= 0) return v;
    if (decimals <= 19) {
        if (!nni_scaled(m, e, decimals, &q)) return v;      /* |v| 10^decimals >= 2^63: the nearest
                                                               double is v itself */
        if (NNI_EXACT_FP && q <= (uint64_t)1 << 53) {
            r = (double)q / nni_ten_f64[decimals];
            return bits >> 63 ? -r : r;
        }
    }
    {
        char t[1000];
        size_t n = nn_f64_fixed(t, sizeof t, v, decimals);
        (void)nn_f64_parse(t, n, &r);
    }
    return r;
}

/* ---- [COMMON] what several formats share -------------------------------- */
/* A byte for a message: 'x', "byte 0x07", "the end". buf [16]. */
NNI_FN const char *nni_byte_text(char *buf, const char *p, const char *end)
{
    if (p >= end) strcpy(buf, "the end");
    else if ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f) (void)snprintf(buf, 16, "'%c'", *p);
    else (void)snprintf(buf, 16, "byte 0x%02x", (unsigned)(unsigned char)*p);
    return buf;
}
/* Up to 40 bytes of a value for a message, cut with "...", other than printable UTF-8 as '?'. buf [64]. */
NN_DEF const char *nn_text_brief(char *buf, const char *s, size_t n)
{
    size_t i = 0, w;
    uint32_t c;
    while (i < n && i < 40) {
        w = nn_utf8_get(s + i, n - i, &c);
        if (!w || c < 0x20 || c == 0x7f) { buf[i] = '?'; i++; continue; }
        if (i + w > 44) break;
        memcpy(buf + i, s + i, w);
        i += w;
    }
    strcpy(buf + i, i < n ? "..." : "");
    return buf;
}
NNI_FN int nni_is_one_of(const char *s, size_t n, const char *words)   /* words: "a b c" */
{
    const char *w = words;
    while (*w) {
        size_t k = strcspn(w, " ");
        if (k == n && memcmp(w, s, n) == 0) return 1;
        w += k;
        while (*w == ' ') w++;
    }
    return 0;
}
/* An element of any type as a signed, unsigned or real number: 'i', 'u', 'f' (float: print short),
 * 'd', 'b'; 't' for text, 'c' complex */
NNI_FN char nni_elem(const nn_tensor *t, size_t i, int64_t *si, uint64_t *u, float *f, double *d)
{
    const unsigned char *p = (const unsigned char *)t->data + i * t->itemsize;
    int8_t a; int16_t b; int32_t c; uint16_t h; uint32_t w;
    switch (t->dtype) {
    case NN_F64: memcpy(d, p, 8); return 'd';
    case NN_F32: memcpy(f, p, 4); return 'f';
    case NN_F16: memcpy(&h, p, 2); *f = nn_f16_to_f32(h); return 'f';
    case NN_BF16: memcpy(&h, p, 2); *f = nn_bf16_to_f32(h); return 'f';
    case NN_I8: memcpy(&a, p, 1); *si = a; return 'i';
    case NN_I16: memcpy(&b, p, 2); *si = b; return 'i';
    case NN_I32: memcpy(&c, p, 4); *si = c; return 'i';
    case NN_I64: memcpy(si, p, 8); return 'i';
    case NN_U8: *u = *p; return 'u';
    case NN_U16: memcpy(&h, p, 2); *u = h; return 'u';
    case NN_U32: memcpy(&w, p, 4); *u = w; return 'u';
    case NN_U64: memcpy(u, p, 8); return 'u';
    case NN_BOOL: *u = *p != 0; return 'b';
    case NN_C64: case NN_C128: return 'c';
    case NN_UCS4: case NN_BYTES: return 't';
    case NN_DTYPE_NONE: break;
    }
    return 0;
}
/* Heap sort of indices: n log n on any input, in place. */
NNI_FN void nni_sort(const void *of, size_t *v, size_t n, int (*before)(const void *of, size_t a, size_t b))
{
    size_t start = n / 2, end = n, root, child, t;
    while (end > 1) {
        if (start) t = v[--start];
        else { t = v[--end]; v[end] = v[0]; }
        for (root = start; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && before(of, v[child], v[child + 1])) child++;
            if (!before(of, t, v[child])) break;
            v[root] = v[child];
        }
        v[root] = t;
    }
}
typedef struct nni_src {  /* Where array bytes come from: a reader, or a member of a zip. */
    nn_reader *r;
#ifndef NN_NO_ZIP
    nn_zip *z; size_t member; uint64_t at;
#endif
    const char *name;                      /* for messages */
    char name_buf[140];
} nni_src;
NNI_FN nn_status nni_src_get(nni_src *s, void *buf, size_t n, size_t *got, nn_error *err)
{
#ifndef NN_NO_ZIP
    if (!s->r) {
        if (n > nn_zip_at(s->z, s->member)->size - s->at)
            n = (size_t)(nn_zip_at(s->z, s->member)->size - s->at);
        *got = n;
        if (n == 0) return NN_OK;
        s->at += n;
        return nn_zip_read(s->z, s->member, s->at - n, buf, n, err);
    }
#endif
    return nn_reader_read(s->r, buf, n, got, err);
}
/* bytes left, when that can be known */
NNI_FN int nni_src_left(const nni_src *s, uint64_t *left)
{
#ifndef NN_NO_ZIP
    if (!s->r) { *left = nn_zip_at(s->z, s->member)->size - s->at; return 1; }
#endif
    if (!nn_reader_size(s->r, left)) return 0;
    *left -= nn_reader_tell(s->r);
    return 1;
}
/* the place that messages give */
NNI_FN uint64_t nni_src_tell(const nni_src *s)
{
#ifndef NN_NO_ZIP
    if (!s->r) return s->at;
#endif
    return nn_reader_tell(s->r);
}
/* 1 = what is left is bytes of a file; 0 = packed ones promise so many that the promise may lie */
NNI_FN int nni_src_sure(const nni_src *s, size_t bytes)
{
#ifndef NN_NO_ZIP
    if (!s->r)
        return nn_zip_at(s->z, s->member)->method == 0 ||
               bytes / 64 <= nn_zip_at(s->z, s->member)->packed;
#endif
    (void)s;
    (void)bytes;
    return 1;
}
NNI_FN int nni_same_text(const char *word, const char *s, size_t n)
{
    return strlen(word) == n && memcmp(word, s, n) == 0;
}
#define NNI_NPY_CODE(value, name, word, size, unit, kind, npy, ...) npy,
static const char *const nni_npy_codes[NN_DTYPE_END] = { "", NN_DTYPE_LIST(NNI_NPY_CODE, NNI_NPY_CODE) };
/* dtype text -> dtype, itemsize, byte order; NULL or why not. width 0 text is fine. The codes are
 * those of NN_DTYPE_LIST. */
NNI_FN const char *nni_npy_dtype(const char *s, size_t n, nn_npy_info *info)
{
    int big = nni_big_endian(), file_big = big;
    size_t i;
    if (n && (s[0] == '<' || s[0] == '>' || s[0] == '|' || s[0] == '=')) {
        if (s[0] == '<') file_big = 0;
        if (s[0] == '>') file_big = 1;
        s++;
        n--;
    }
    info->swapped = file_big != big;
    for (i = 1; i < (size_t)NN_DTYPE_END; i++)           /* by code or by word; text has a width */
        if (nni_npy_codes[i][0] && nni_dtypes[i].size &&
            (nni_same_text(nni_npy_codes[i], s, n) || nni_same_text(nni_dtypes[i].word, s, n))) {
            info->dtype = (nn_dtype)i;
            info->itemsize = nni_dtypes[i].size;
            if (info->itemsize == 1) info->swapped = 0;
            return NULL;
        }
    if (n >= 1 && (s[0] == 'O')) return "object arrays are pickles and are never read";
    if (n >= 1 && (s[0] == 'M' || s[0] == 'm')) return "dates and times are not supported";
    if (n >= 1 && s[0] == 'V') return "raw bytes (V) are not supported";
    if (n >= 2 && (s[0] == 'f' || s[0] == 'c')) return "floats of this width are not supported";
    if (n >= 2 && (s[0] == 'U' || s[0] == 'S' || s[0] == 'a')) {
        size_t w = 0;
        for (i = 1; i < n; i++) {
            if (s[i] < '0' || s[i] > '9' || w > ((size_t)1 << 28)) return "unknown dtype";
            w = w * 10 + (size_t)(s[i] - '0');
        }
        info->dtype = s[0] == 'U' ? NN_UCS4 : NN_BYTES;
        info->itemsize = s[0] == 'U' ? w * 4 : w;
        if (s[0] != 'U') info->swapped = 0;
        return NULL;
    }
    return "unknown dtype";
}
NNI_FN void nni_swap_items(unsigned char *p, size_t count, size_t w)
{
    size_t i, k;
    for (i = 0; i < count; i++, p += w)
        for (k = 0; k < w / 2; k++) {
            unsigned char x = p[k];
            p[k] = p[w - 1 - k];
            p[w - 1 - k] = x;
        }
}
/* Native order, row-major, tidy: in place, or through a second block for Fortran order. `t` holds
 * the raw bytes. */
NN_DEF nn_status nn_npy_settle(nn_tensor *t, int fortran, int swapped, const char *name, nn_error *err)
{
    size_t count = nn_tensor_count(t), bytes = nn_tensor_bytes(t), i, w = t->itemsize;
    unsigned char *p = (unsigned char *)t->data;
    if (swapped && bytes) {
        size_t unit = nn_dtype_unit(t->dtype);
        nni_swap_items(p, bytes / unit, unit);
    }
    if (t->dtype == NN_BOOL) for (i = 0; i < count; i++) p[i] = p[i] != 0;
    if (t->dtype == NN_UCS4) for (i = 0; i + 4 <= bytes; i += 4) {
        uint32_t c;
        memcpy(&c, p + i, 4);
        if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
            return nni_err(err, NN_E_FORMAT, name,
                           "element %zu holds %#lx, which is no Unicode code point",
                           i / (w ? w : 1), (unsigned long)c);
    }
    if (fortran && t->ndim > 1 && bytes) {
        size_t idx[NN_MAX_DIMS] = { 0 }, step[NN_MAX_DIMS], at = 0, d;
        unsigned char *q = (unsigned char *)nn_mem_alloc(bytes, &t->alloc), *to = q;
        if (!q) return nni_err(err, NN_E_NOMEM, name, "out of memory, %zu bytes wanted", bytes);
        for (d = 0; d < t->ndim; d++) step[d] = d ? step[d - 1] * t->shape[d - 1] : 1;
        for (i = 0; i < count; i++) {
            memcpy(to, p + at * w, w);
            to += w;
            for (d = t->ndim; d-- > 0; ) {              /* the last index runs fastest in C order */
                at += step[d];
                if (++idx[d] < t->shape[d]) break;
                at -= step[d] * idx[d];
                idx[d] = 0;
            }
        }
        nn_mem_free(t->data, t->capacity, &t->alloc);
        t->data = q;
        t->capacity = bytes;
    }
    return NN_OK;
}
NNI_FN nn_status nni_src_short(const nni_src *src, nn_error *err, uint64_t begin, uint64_t bytes,
                               uint64_t present)
{
    return nni_err_at(err, NN_E_FORMAT, src->name, begin,
                      "header declares %llu bytes of data, %llu present", (unsigned long long)bytes,
                      (unsigned long long)present);
}
/* Read `bytes` of the source into a tensor of that shape. What is known to be there is allocated at
 * once; otherwise the block grows as the bytes arrive, so that a lying header cannot ask for more
 * than a few times what it brings. */
NNI_FN nn_status nni_src_tensor(nni_src *src, nn_tensor *t, nn_dtype dtype, size_t itemsize,
                                size_t ndim, const size_t *shape, uint64_t limit,
                                const nn_alloc *alloc, nn_error *err)
{
    nn_tensor r = NN_ZERO;
    size_t count, bytes, got = 0, have = 0, i;
    uint64_t left;
    nn_status s = NN_OK;
    const uint64_t begin = nni_src_tell(src);
    int sure = 0;
    if (!nni_shape_bytes(itemsize, ndim, shape, &count, &bytes))
        return nni_err(err, NN_E_FORMAT, src->name, "the product of the shape overflows");
    if (limit && bytes > limit)
        return nni_err(err, NN_E_LIMIT, src->name, "expected at most %llu bytes of data, got %zu",
                       (unsigned long long)limit, bytes);
    if (nni_src_left(src, &left)) {
        if (bytes > left) return nni_src_short(src, err, begin, bytes, left);
        sure = nni_src_sure(src, bytes);
    }
    r.dtype = dtype;
    r.itemsize = itemsize;
    r.ndim = ndim;
    for (i = 0; i < ndim; i++) r.shape[i] = shape[i];
    if (alloc) r.alloc = *alloc;
    r.capacity = bytes ? bytes : 1;
    if (!sure && r.capacity > ((size_t)1 << 20)) r.capacity = (size_t)1 << 20;
    r.data = nn_mem_alloc(r.capacity, &r.alloc);
    if (!r.data)
        return nni_err(err, NN_E_NOMEM, src->name, "out of memory, %zu bytes wanted", r.capacity);
    while (s == NN_OK && have < bytes) {
        size_t k = (r.capacity < bytes ? r.capacity : bytes) - have;
        if (k == 0) {
            size_t more = r.capacity <= bytes / 2 ? r.capacity * 2 : bytes;
            void *p = nn_mem_resize(r.data, r.capacity, more, &r.alloc);
            if (!p) {
                s = nni_err(err, NN_E_NOMEM, src->name, "out of memory, %zu bytes wanted", more);
                break;
            }
            r.data = p;
            r.capacity = more;
            continue;
        }
        s = nni_src_get(src, (unsigned char *)r.data + have, k, &got, err);
        if (s == NN_OK) have += got;
        if (s == NN_OK && got < k) s = nni_src_short(src, err, begin, bytes, have);
    }
    if (s != NN_OK) { nn_mem_free(r.data, r.capacity, &r.alloc); return s; }
    *t = r;
    return NN_OK;
}
NNI_FN void nni_src_reader(nni_src *src, nn_reader *r)
{
    memset(src, 0, sizeof *src);
    src->r = r;
    src->name = nn_reader_name(r);
}
/* the reader stands at its end, or NN_E_FORMAT */
NN_DEF nn_status nn_reader_ended(nn_reader *r, const char *what, nn_error *err)
{
    const unsigned char *p;
    size_t n = 0;
    nn_status s = nn_reader_peek(r, 1, &p, &n, err);
    if (s == NN_OK && n)
        s = nni_err_at(err, NN_E_FORMAT, nn_reader_name(r), nn_reader_tell(r),
                       "bytes follow the %s", what);
    return s;
}
NNI_FN size_t nni_put_dec(char *to, uint64_t v)
{
    char d[20];
    size_t n = 0, i;
    do { d[n++] = (char)('0' + v % 10); v /= 10; } while (v);
    for (i = 0; i < n; i++) to[i] = d[n - 1 - i];
    return n;
}
/* n bytes into w or, when z is given, into its open member */
struct nn_zip_writer;
NNI_FN nn_status nni_put_bytes(nn_writer *w, struct nn_zip_writer *z, const void *p, size_t n,
                               nn_error *err)
{
#ifndef NN_NO_ZIP
    if (z) return nn_zip_put(z, p, n, err);
#else
    (void)z;
#endif
    return nn_writer_put(w, p, n, err);
}
/* The same for n bytes of numbers of `unit` bytes each: little-endian in every file, whatever the host */
NNI_FN nn_status nni_put_values(nn_writer *w, struct nn_zip_writer *z, const void *p, size_t n,
                                size_t unit, nn_error *err)
{
    const unsigned char *from = (const unsigned char *)p;
    unsigned char turned[1024];
    nn_status s = NN_OK;
    if (unit < 2 || !nni_big_endian()) return nni_put_bytes(w, z, p, n, err);
    while (s == NN_OK && n) {
        const size_t k = n < sizeof turned ? n : sizeof turned;
        memcpy(turned, from, k);
        nni_swap_items(turned, k / unit, unit);
        s = nni_put_bytes(w, z, turned, k, err);
        from += k;
        n -= k;
    }
    return s;
}
/* The data of t into w or, in z's open member, z; what is not in memory comes from o->fetch as
 * entry `entry`. */
NNI_FN nn_status nni_put_array(nn_writer *w, struct nn_zip_writer *z, const nn_tensor *t,
                               const nn_file_opts *o, size_t entry, nn_error *err)
{
    size_t n = nn_tensor_count(t), at = 0,
           k = nn_tensor_bytes(t) ? (((size_t)1 << 20) + t->itemsize - 1) / t->itemsize : n;
    nn_buf b = NN_ZERO;
    nn_status s = NN_OK;
    if (t->data || !nn_tensor_bytes(t) || !o || !o->fetch)
        return nni_put_values(w, z, t->data, nn_tensor_bytes(t), nn_dtype_unit(t->dtype), err);
    b.alloc = o->alloc;
    if (k > n) k = n;
    s = nn_buf_reserve(&b, k * t->itemsize, err);
    for (; s == NN_OK && at < n; at += k) {
        if (k > n - at) k = n - at;
        if ((s = o->fetch(o->fetch_user, entry, at, k, b.data, err)) == NN_OK)
            s = nni_put_values(w, z, b.data, k * t->itemsize, nn_dtype_unit(t->dtype), err);
    }
    nn_buf_free(&b);
    return s;
}
/* one line of nn_file_opts.left */
NNI_FN nn_status nni_left(nn_buf *left, const char *name, const char *why, nn_error *err)
{
    nn_status s = nn_buf_text(left, name, err);
    if (s == NN_OK) s = nn_buf_text(left, ": ", err);
    return s == NN_OK ? nn_buf_put(left, why, strlen(why) + 1, err) : s;
}

/* ---- [CSV] -------------------------------------------------------------- */
#ifndef NN_NO_CSV
/* A record at a time from a text in memory or, window by window, from a reader. Fields point into
 * the window, or into `scratch` where quotes had to go. */
typedef struct nni_ct {
    const char *p, *end, *line_start;
    int final;                         /* nothing comes after `end` */
    nn_reader *r;                      /* NULL: all of the text is [text, end) */
    const char *text;                  /* start of the text or of the window */
    size_t n;                          /* bytes of the whole text, 0 = not known */
    size_t max_record, skipped;
    size_t rec_bytes;                  /* of the record read last */
    int started, marker;               /* marker: the desc's missing word is a number */
    size_t line;                       /* of p, from 1 */
    size_t rec_line;                   /* of the record read last */
    nn_csv_field *f;
    size_t nf, room;
    nn_buf scratch;
    const nn_csv_desc *d;
    char delim;
    const char *name;
    nn_error *err;
    nn_alloc alloc;
} nni_ct;
NNI_FN nn_status nni_ct_fail(nni_ct *t, nn_status s, size_t line, size_t col, const char *column,
                             const char *fmt, const char *a)
{
    char name[64], cn[64], msg[160], where[80];
    (void)snprintf(msg, sizeof msg, fmt, a);
    (void)snprintf(where, sizeof where, column ? "column '%s': " : "%s",
                   column ? nni_name(cn, column) : "");
    return nn_error_at(t->err, s, 0, line, col, "%s:%zu:%zu: %s%s", nni_name(name, t->name), line,
                       col, where, msg);
}
NNI_FN int nni_ct_push(nni_ct *t, const char *s, size_t n, int quoted, size_t col)
{
    nn_csv_field *f;
    if (t->nf == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        f = (nn_csv_field *)nn_mem_resize(t->f, t->room * sizeof *f, room * sizeof *f, &t->alloc);
        if (!f) return 0;
        t->f = f;
        t->room = room;
    }
    f = t->f + t->nf++;
    f->s = s;
    f->n = n;
    f->quoted = quoted;
    f->col = col;
    f->line = t->line;
    return 1;
}
#define NNI_ZERO8(v) (((v) - 0x0101010101010101u) & ~(v) & 0x8080808080808080u)
/* the first delimiter, \n or \r at or behind p */
NNI_FN const char *nni_ct_stop(const char *p, const char *end, char delim)
{
#if NNI_LITTLE
    const uint64_t d = 0x0101010101010101u * (unsigned char)delim;
    while (end - p >= 8) {
        uint64_t x, a, b, c, m;
        memcpy(&x, p, 8);
        a = x ^ d;
        b = x ^ 0x0a0a0a0a0a0a0a0au;
        c = x ^ 0x0d0d0d0d0d0d0d0du;
        m = NNI_ZERO8(a) | NNI_ZERO8(b) | NNI_ZERO8(c);
        if (m) return p + (NNI_CTZ64(m) >> 3);
        p += 8;
    }
#endif
    while (p < end && *p != delim && *p != '\n' && *p != '\r') p++;
    return p;
}
NNI_FN int nni_is_blank(char c) { return c == ' ' || c == '\t'; }
/* 1 = a record in t->f; 0 = the end, or (not final) more text is needed; -1 = failed, *st says how. */
NNI_FN int nni_ct_record(nni_ct *t, nn_status *st)
{
    const char *p, *q, *end = t->end, *ls0 = t->line_start;
    const char *rec;
    size_t line0, scratched = 0;
    char delim = t->delim;
    const nn_csv_desc *d = t->d;
    for (;;) {                                       /* blank lines and comments */
        rec = p = t->p;
        if (p >= end) return 0;
        if (d->comment && *p == d->comment) {
            p = nni_ct_stop(p, end, '\n');
            if (p >= end) { if (t->final) t->p = end; return 0; }
        } else {
            if (d->keep_blank && !d->blanks) break;
            while (p < end && nni_is_blank(*p) && (d->blanks || *p != delim)) p++;
            if (p >= end) { if (t->final) t->p = end; return 0; }
            if (*p != '\n' && *p != '\r') break;
        }
        if (*p == '\r') { if (p + 1 >= end && !t->final) return 0; if (p + 1 < end && p[1] == '\n') p++; }
        t->p = t->line_start = ls0 = p + 1;
        t->line++;
    }
    t->nf = 0;
    t->scratch.len = 0;
    t->rec_line = line0 = t->line;
    p = rec;
    if (d->blanks) while (nni_is_blank(*p)) p++;
    for (;;) {
        size_t col = (size_t)(p - t->line_start) + 1;
        if (d->skip_space) while (p < end && *p == ' ') p++;
        if (p < end && *p == '"' && !d->no_quotes && !d->blanks) {
            const char *start = p + 1, *from;
            size_t off = t->scratch.len, n, line_of = t->line;
            int plain = 1;
            for (from = p = start;;) {
                q = p < end ? (const char *)memchr(p, '"', (size_t)(end - p)) : NULL;
                if (!q || (q + 1 == end && !t->final)) {
                    if (!t->final) goto more;
                    *st = nni_ct_fail(t, NN_E_FORMAT, line_of, col, NULL,
                                      "expected a closing quote%s", ", got the end of the file");
                    return -1;
                }
                for (n = 0, p = from; p < q; p++)    /* lines inside */
                    if (*p == '\n' || (*p == '\r' && p[1] != '\n')) { n++; t->line_start = p + 1; }
                t->line += n;
                if (q + 1 < end && q[1] == '"') {    /* "" is one quote */
                    if (nn_buf_put(&t->scratch, from, (size_t)(q + 1 - from), NULL) != NN_OK) goto memory;
                    plain = 0;
                    from = p = q + 2;
                    continue;
                }
                break;
            }
            p = nni_ct_stop(q + 1, end, delim);      /* what follows the closing quote is part of
                                                        the field */
            if (p >= end && !t->final) goto more;
            if (d->strict && p != q + 1) {
                *st = nni_ct_fail(t, NN_E_FORMAT, t->line, (size_t)(q + 1 - t->line_start) + 1,
                                  NULL, "text behind a closing quote%s", "");
                return -1;
            }
            n = t->line;
            t->line = line_of;
            if (plain && p == q + 1) {
                if (!nni_ct_push(t, start, (size_t)(q - start), 1, col)) goto memory;
            } else {
                if (nn_buf_put(&t->scratch, from, (size_t)(q - from), NULL) != NN_OK ||
                    nn_buf_put(&t->scratch, q + 1, (size_t)(p - q - 1), NULL) != NN_OK ||
                    !nni_ct_push(t, NULL, t->scratch.len - off, 1, col)) goto memory;
                scratched = 1;
            }
            t->line = n;
        } else if (d->blanks) {
            for (q = p; p < end && !nni_is_blank(*p) && *p != '\n' && *p != '\r'; p++) { }
            if (p >= end && !t->final) goto more;
            if (!nni_ct_push(t, q, (size_t)(p - q), 0, col)) goto memory;
            while (p < end && nni_is_blank(*p)) p++;
            if (p < end && *p != '\n' && *p != '\r') continue;
        } else {
            q = p;
            p = nni_ct_stop(p, end, delim);
            if (p >= end && !t->final) goto more;
            if (d->strict && memchr(q, '"', (size_t)(p - q))) {
                *st = nni_ct_fail(t, NN_E_FORMAT, t->line, col, NULL,
                                  "a quote inside a field that does not begin with one%s", "");
                return -1;
            }
            if (!nni_ct_push(t, q, (size_t)(p - q), 0, col)) goto memory;
        }
        if (p >= end) { if (!t->final) goto more; break; }
        if (*p == '\n') { t->line++; p++; t->line_start = p; break; }
        if (*p == '\r') {
            if (p + 1 >= end && !t->final) goto more;
            p += p + 1 < end && p[1] == '\n' ? 2 : 1;
            t->line++;
            t->line_start = p;
            break;
        }
        p++;                                         /* the delimiter */
        if (p >= end && !t->final) goto more;
    }
    t->p = p;
    if (scratched) {
        size_t i, off = 0;
        for (i = 0; i < t->nf; i++)
            if (!t->f[i].s) {
                t->f[i].s = (const char *)t->scratch.data + off;
                off += t->f[i].n;
            }
    }
    return 1;
more:
    t->p = rec;
    t->line = line0;
    t->line_start = ls0;
    return 0;
memory:
    *st = nn_error_set(t->err, NN_E_NOMEM, "%s: out of memory for a record", t->name);
    return -1;
}
/* BOM and skipped lines at the start of the text; 0 = more is needed */
NNI_FN int nni_ct_start(nni_ct *t)
{
    if (t->line == 1 && t->end - t->p >= 3 && memcmp(t->p, "\xEF\xBB\xBF", 3) == 0)
        t->p = t->line_start = t->p + 3;
    while (t->skipped < t->d->skip_lines) {
        const char *q = nni_ct_stop(t->p, t->end, '\n');
        if (q >= t->end || (*q == '\r' && q + 1 >= t->end && !t->final)) {
            if (t->final) t->p = t->end;
            return t->final;
        }
        if (*q == '\r' && q + 1 < t->end && q[1] == '\n') q++;
        t->p = t->line_start = q + 1;
        t->line++;
        t->skipped++;
    }
    return 1;
}
#define NNI_CSV_WINDOW ((size_t)1 << 17)
/* More of the reader's text behind p, where a record and so a line begins; NNI_QUICK_BACK bytes
 * before it stay. */
NNI_FN nn_status nni_ct_fill(nni_ct *t)
{
    const unsigned char *b;
    size_t rest = (size_t)(t->end - t->p), done = (size_t)(t->p - t->text),
           back = done < NNI_QUICK_BACK ? done : NNI_QUICK_BACK;
    size_t want = back + (rest ? rest + (rest < NNI_CSV_WINDOW ? NNI_CSV_WINDOW : rest) : 1), have;
    nn_status s;
    if (rest > t->max_record) {
        char most[NN_NUM_BYTES];
        (void)nn_u64_print(most, t->max_record);
        return nni_ct_fail(t, NN_E_LIMIT, t->line, 1, NULL, "a record is longer than %s bytes", most);
    }
    nn_reader_take(t->r, done - back);
    t->p = t->end = t->text = "";
    if ((s = nn_reader_peek(t->r, want, &b, &have, t->err)) != NN_OK) return s;
    t->final = have < want;
    t->text = (const char *)b;
    t->p = t->line_start = t->text + back;
    t->end = t->text + have;
    return NN_OK;
}
/* The next record: 1 = in t->f, 0 = there is none, -1 = failed, *st says how. */
NNI_FN int nni_ct_next(nni_ct *t, nn_status *st)
{
    for (;;) {
        int got = 0;
        if (t->p < t->end) {
            if (!t->started) t->started = nni_ct_start(t);
            if (t->started) {
                const char *from = t->p;
                got = nni_ct_record(t, st);
                t->rec_bytes = (size_t)(t->p - from);
            }
        }
        if (got || t->final) return got;
        if ((*st = nni_ct_fill(t)) != NN_OK) return -1;
    }
}
/* Over the n bytes at text or, when r is given, over that reader (n then its size if known). */
NNI_FN void nni_ct_init(nni_ct *t, const nn_csv_desc *d, nn_reader *r, const void *text, size_t n,
                        const char *name, const nn_alloc *alloc, nn_error *err)
{
    static const nn_csv_desc none = NN_ZERO;
    double v;
    memset(t, 0, sizeof *t);
    t->d = d ? d : &none;
    t->delim = t->d->delim ? t->d->delim : ',';
    t->marker = t->d->missing && nn_f64_parse(t->d->missing, strlen(t->d->missing), &v);
    t->line = 1;
    t->max_record = SIZE_MAX;
    t->name = r ? nn_reader_name(r) : name ? name : "csv";
    t->r = r;
    t->n = n;
    t->text = t->p = t->end = t->line_start = n && !r ? (const char *)text : "";
    if (!r) { t->end += n; t->final = 1; }
    t->err = err;
    if (alloc) t->alloc = *alloc;
    t->scratch.alloc = t->alloc;
}
NNI_FN void nni_ct_free(nni_ct *t)
{
    nn_mem_free(t->f, t->room * sizeof *t->f, &t->alloc);
    nn_buf_free(&t->scratch);
}
NNI_FN nn_status nni_ct_changed(nni_ct *t)
{
    return nni_ct_fail(t, NN_E_IO, t->line, 1, NULL, "the file changed while it was read%s", "");
}
/* Back to the first record behind the header, for a second pass. */
NNI_FN nn_status nni_ct_rewind(nni_ct *t)
{
    nn_status s = NN_OK;
    if (t->r) {
        t->text = t->p = t->end = "";
        t->final = 0;
        if ((s = nn_reader_seek(t->r, 0, t->err)) != NN_OK) return s;
    }
    t->p = t->line_start = t->text;
    t->line = 1;
    t->skipped = 0;
    t->started = 0;
    if (!t->d->no_header && nni_ct_next(t, &s) == 0) s = nni_ct_changed(t);
    return s;
}

/* ---- names */
/* By name; ties by index, so that the first of equal names stays first. */
NNI_FN int nni_index_before(const void *of, size_t a, size_t b)
{
    const nn_csv_field *f = (const nn_csv_field *)of;
    size_t n = f[a].n < f[b].n ? f[a].n : f[b].n;
    int c = n ? memcmp(f[a].s, f[b].s, n) : 0;
    if (c) return c < 0;
    if (f[a].n != f[b].n) return f[a].n < f[b].n;
    /* 2: a name that we made comes last */
    return f[a].quoted / 2 != f[b].quoted / 2 ? f[a].quoted < f[b].quoted : a < b;
}
NNI_FN int nni_index_has(const nn_csv_field *f, const size_t *v, size_t n, const char *s, size_t len)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2, k = f[v[mid]].n < len ? f[v[mid]].n : len;
        int c = k ? memcmp(f[v[mid]].s, s, k) : 0;
        if (!c) c = f[v[mid]].n < len ? -1 : f[v[mid]].n > len ? 1 : 0;
        if (!c) return 1;
        if (c < 0) lo = mid + 1;
        else hi = mid;
    }
    return 0;
}
/* The names of a header record as pandas makes them unique: NUL-terminated, one after another, in
 * *out; at[i] = offset of name i. The fields are changed (empty ones get their "Unnamed: i"). */
NNI_FN nn_status nni_csv_names(nn_buf *out, size_t *at, nn_csv_field *f, size_t n, int no_header,
                               const nn_alloc *al, nn_error *err)
{
    size_t i, k = 0, *v;
    nn_status s = NN_OK;
    nn_buf unnamed = NN_ZERO;
    char b[48];
    if (no_header) {
        for (i = 0; i < n && s == NN_OK; i++) {
            at[i] = out->len;
            s = nn_buf_put(out, b, nn_u64_print(b, i) + 1, err);
        }
        return s;
    }
    v = (size_t *)nn_mem_alloc(n * sizeof *v, al);
    if (!v) return nn_error_set(err, NN_E_NOMEM, "nn_csv: out of memory for %zu names", n);
    unnamed.alloc = *al;
    for (i = 0; i < n; i++) if (!f[i].n) k++;
    if (k) s = nn_buf_reserve(&unnamed, k * 32, err);
    for (i = 0; i < n && s == NN_OK; i++) {
        v[i] = i;
        if (f[i].n) continue;
        f[i].s = (const char *)unnamed.data + unnamed.len;
        f[i].n = (size_t)snprintf((char *)unnamed.data + unnamed.len, 32, "Unnamed: %zu", i);
        f[i].quoted = 2;
        unnamed.len += f[i].n;
    }
    if (s == NN_OK) nni_sort(f, v, n, nni_index_before);
    /* equal names are neighbours, in order of their columns */
    for (i = 0; i < n && s == NN_OK; i++) {
        const nn_csv_field *g = f + v[i], *before = i ? f + v[i - 1] : NULL;
        size_t start = out->len;
        k = before && g->n == before->n && memcmp(g->s, before->s, g->n) == 0 ? k + 1 : 0;
        for (; s == NN_OK; k++) {
            out->len = start;
            s = nn_buf_put(out, g->s, g->n, err);
            if (!k || s != NN_OK) break;
            s = nn_buf_put(out, b, (size_t)snprintf(b, sizeof b, ".%zu", k), err);
            if (s == NN_OK &&
                !nni_index_has(f, v, n, (const char *)out->data + start, out->len - start)) break;
        }
        if (s == NN_OK) s = nn_buf_put(out, "", 1, err);
        at[v[i]] = start;
    }
    nn_mem_free(v, n * sizeof *v, al);
    nn_buf_free(&unnamed);
    return s;
}

/* ---- columns */
/* What a column holds so far. NONE: only missing cells. LATE: cells that were numbers or bools
 * turned out to be text; a second pass over the text fills them. real: a cell was no integer.
 * Everything but text takes 8 bytes per cell while reading. */
typedef enum nni_cstate {
    NNI_C_NONE = 0, NNI_C_I64, NNI_C_U64, NNI_C_F64, NNI_C_BOOL, NNI_C_TEXT, NNI_C_LATE
} nni_cstate;
typedef struct nni_col {
    nni_cstate state;
    int fixed, negative, real;
    size_t room;
    uint64_t *v;
    nn_column *c;
} nni_col;
#define NNI_MISSING UINT64_MAX

NN_DEF int nn_csv_is_missing(const char *s, size_t n, const nn_csv_desc *d)
{
    if (!n) return 1;
    if (d->missing && strlen(d->missing) == n && memcmp(s, d->missing, n) == 0) return 1;
    if (d->no_missing_words || n > 9 || !strchr("#-1<Nn", *s)) return 0;
    if (n == 8) return memcmp(s, "#N/A N/A", 8) == 0 || memcmp(s, "-1.#QNAN", 8) == 0;
    return nni_is_one_of(
        s, n, "#N/A #NA -1.#IND -NaN -nan 1.#IND 1.#QNAN <NA> N/A NA NULL NaN None n/a nan null");
}
NN_DEF int nn_csv_bool(const char *s, size_t n)    /* 0, 1, or -1 */
{
    if (n == 4 &&
        (memcmp(s, "True", 4) == 0 || memcmp(s, "TRUE", 4) == 0 || memcmp(s, "true", 4) == 0))
        return 1;
    if (n == 5 &&
        (memcmp(s, "False", 5) == 0 || memcmp(s, "FALSE", 5) == 0 || memcmp(s, "false", 5) == 0))
        return 0;
    return -1;
}
NNI_FN int nni_col_text(nni_col *k, size_t row, const char *s, size_t n)
{
    uint32_t len = (uint32_t)n;
    if (nn_buf_reserve(&k->c->text, n + 5, NULL) != NN_OK) return 0;
    memcpy(k->c->text.data + k->c->text.len, &len, 4);
    if (n) memcpy(k->c->text.data + k->c->text.len + 4, s, n);
    k->c->text.data[k->c->text.len + 4 + n] = 0;
    k->v[row] = k->c->text.len + 4;
    k->c->text.len += n + 5;
    return 1;
}
NNI_FN void nni_col_to_f64(nni_col *k, size_t rows)
{
    size_t i;
    for (i = 0; i < rows; i++)
        k->v[i] = nni_f64_bits(k->state == NNI_C_U64 ? (double)k->v[i] : (double)(int64_t)k->v[i]);
    k->state = NNI_C_F64;
}
/* Cell `row` (all before are there). 1 = done, 0 = does not fit a fixed type, -1 = out of memory. */
NNI_FN int nni_col_put(nni_col *k, size_t row, const char *s, size_t n, const nni_ct *ct)
{
    const nn_csv_desc *d = ct->d;
    const double nan = nni_bits_f64((uint64_t)0x7ff8 << 48);
    int64_t i;
    uint64_t u;
    double v;
    int b;
    /* the two common cases first */
    if (k->state == NNI_C_F64 && k->real && n && !ct->marker && nn_f64_parse(s, n, &v) == n) {
        if (v != v && nn_csv_is_missing(s, n, d)) k->c->missing++;
        k->v[row] = nni_f64_bits(v);
        return 1;
    }
    if (k->state == NNI_C_I64 && n && !ct->marker && nn_i64_parse(s, n, &i) == n) {
        if (i < 0) k->negative = 1;
        k->v[row] = (uint64_t)i;
        return 1;
    }
    if (k->state == NNI_C_LATE) return 1;
    if (d->all_text) return nni_col_text(k, row, s, n) ? 1 : -1;
    if (nn_csv_is_missing(s, n, d)) {
        k->c->missing++;
        if (k->state == NNI_C_TEXT) { k->v[row] = NNI_MISSING; return 1; }
        if (k->fixed && k->state != NNI_C_F64) return 0;
        if (k->state == NNI_C_BOOL) { k->state = NNI_C_LATE; return 1; }
        /* beyond int64 and missing: text, as in pandas */
        if (k->state == NNI_C_U64) { k->state = NNI_C_LATE; return 1; }
        if (k->state == NNI_C_I64) nni_col_to_f64(k, row);
        k->v[row] = nni_f64_bits(nan);
        return 1;
    }
    if (k->state == NNI_C_TEXT) return nni_col_text(k, row, s, n) ? 1 : -1;
    if (k->state != NNI_C_BOOL) {                    /* a number, with blanks around it? */
        const char *t = s;
        size_t m = n;
        while (m && nni_is_blank(*t)) { t++; m--; }
        while (m && nni_is_blank(t[m - 1])) m--;
        if (m && k->state != NNI_C_F64 && !(k->state == NNI_C_NONE && k->c->missing) &&
            nn_i64_parse(t, m, &i) == m) {
            if (k->state == NNI_C_U64) {
                if (i < 0) { if (k->fixed) return 0; k->state = NNI_C_LATE; return 1; }
            } else k->state = NNI_C_I64;
            if (i < 0) k->negative = 1;
            k->v[row] = (uint64_t)i;
            return 1;
        }
        if (m &&
            (k->state == NNI_C_U64 || (k->state == NNI_C_I64 && !k->negative && !k->fixed) ||
             (k->state == NNI_C_NONE && !k->c->missing)) && nn_u64_parse(t, m, &u) == m) {
            k->state = NNI_C_U64;
            k->v[row] = u;
            return 1;
        }
        if (m && !(k->fixed && k->state != NNI_C_F64) && nn_f64_parse(t, m, &v) == m) {
            nni_dec dec;
            /* an integer that does not fit beside the others, or a missing cell, or 64 bits: text,
             * as in pandas */
            int whole = nni_scan_dec(t, m, &dec) == m && dec.end == t + m && dec.last == 0 &&
                        t[m - 1] != '.';
            if (k->real || !whole || nn_i64_parse(t, m, &i) == m) {
                k->real |= !whole;
                if (k->state == NNI_C_I64 || k->state == NNI_C_U64) nni_col_to_f64(k, row);
                k->state = NNI_C_F64;
                k->v[row] = nni_f64_bits(v);
                return 1;
            }
        }
    }
    b = nn_csv_bool(s, n);
    if (b >= 0 && (k->state == NNI_C_BOOL || (k->state == NNI_C_NONE && !k->c->missing))) {
        k->state = NNI_C_BOOL;
        k->v[row] = (uint64_t)b;
        return 1;
    }
    if (k->fixed) return 0;
    if (k->state == NNI_C_NONE) {                    /* text, and only missing cells before */
        size_t r;
        for (r = 0; r < row; r++) k->v[r] = NNI_MISSING;
        k->state = NNI_C_TEXT;
        return nni_col_text(k, row, s, n) ? 1 : -1;
    }
    k->state = NNI_C_LATE;
    return 1;
}
NNI_FN int nni_col_grow(nni_col *k, size_t room)
{
    uint64_t *v = (uint64_t *)nn_mem_resize(k->v, k->room * sizeof *v, room * sizeof *v, &k->c->text.alloc);
    if (!v) return 0;
    k->v = v;
    k->room = room;
    return 1;
}
/* The column is complete: the tensor takes over the memory. */
NNI_FN int nni_col_done(nni_col *k, size_t rows)
{
    static const nn_dtype types[] = { NN_F64, NN_I64, NN_U64, NN_F64, NN_BOOL, NN_U64 };
    nn_tensor *t = &k->c->values;
    if (!k->v && !nni_col_grow(k, 1)) return 0;
    t->dtype = types[k->state];
    t->ndim = 1;
    t->shape[0] = rows;
    t->itemsize = 8;
    t->data = k->v;
    t->capacity = k->room * sizeof *k->v;
    t->alloc = k->c->text.alloc;
    k->v = NULL;
    k->c->is_text = k->state == NNI_C_TEXT;
    if (k->state == NNI_C_BOOL) {
        unsigned char *b = (unsigned char *)t->data;
        size_t i;
        for (i = 0; i < rows; i++) { uint64_t w; memcpy(&w, b + 8 * i, 8); b[i] = (unsigned char)w; }
        t->itemsize = 1;
    }
    return 1;
}

NN_DEF void nn_table_free(nn_table *t)
{
    size_t i;
    nn_table zero = NN_ZERO;
    nn_alloc al;
    if (!t) return;
    al = t->alloc;
    for (i = 0; i < t->cols; i++) {
        nn_tensor_free(&t->columns[i].values);
        nn_buf_free(&t->columns[i].text);
    }
    nn_mem_free(t->columns, t->cols * sizeof *t->columns, &al);
    nn_buf_free(&t->names);
    *t = zero;
}
NN_DEF nn_column *nn_table_find(const nn_table *t, const char *name)
{
    size_t i;
    for (i = 0; i < t->cols; i++) if (strcmp(t->columns[i].name, name) == 0) return t->columns + i;
    return NULL;
}
NN_DEF const char *nn_table_text(const nn_column *c, size_t row, size_t *n)
{
    uint64_t at;
    uint32_t len;
    NN_ASSERT(c->is_text && row < c->values.shape[0]);
    memcpy(&at, (const unsigned char *)c->values.data + 8 * row, 8);
    if (at == NNI_MISSING) { *n = 0; return NULL; }
    memcpy(&len, c->text.data + at - 4, 4);
    *n = len;
    return (const char *)c->text.data + at;
}

/* One builder for both whole tables and batches: columns, their states, their growth. */
typedef struct nni_tb { nn_table t; nni_col *k; size_t room, max_rows, cells; } nni_tb;
NNI_FN void nni_tb_free(nni_tb *b)
{
    size_t i;
    for (i = 0; b->k && i < b->t.cols; i++)
        nn_mem_free(b->k[i].v, b->k[i].room * sizeof *b->k[i].v, &b->t.alloc);
    nn_mem_free(b->k, b->t.cols * sizeof *b->k, &b->t.alloc);
    nn_table_free(&b->t);
    b->k = NULL;
}
NNI_FN nn_status nni_tb_make(nni_tb *b, size_t cols, const nn_dtype *types, size_t n_types,
                             int all_text, const nn_alloc *al, nn_error *err)
{
    size_t i;
    memset(b, 0, sizeof *b);
    b->t.alloc = b->t.names.alloc = *al;
    b->t.columns = (nn_column *)nni_new(cols, sizeof *b->t.columns, al);
    b->k = (nni_col *)nni_new(cols, sizeof *b->k, al);
    if (!b->t.columns || !b->k) {
        nn_mem_free(b->t.columns, cols * sizeof *b->t.columns, al);
        nn_mem_free(b->k, cols * sizeof *b->k, al);
        b->t.columns = NULL;
        b->k = NULL;
        return nn_error_set(err, NN_E_NOMEM, "nn_csv: out of memory for %zu columns", cols);
    }
    b->t.cols = cols;
    for (i = 0; i < cols; i++) {
        nn_dtype ty = i < n_types ? types[i] : NN_DTYPE_NONE;
        b->k[i].c = b->t.columns + i;
        b->t.columns[i].text.alloc = *al;
        b->k[i].state = all_text || ty == NN_BYTES ? NNI_C_TEXT :
                        ty == NN_I64               ? NNI_C_I64 :
                        ty == NN_U64               ? NNI_C_U64 :
                        ty == NN_F64               ? NNI_C_F64 :
                        ty == NN_BOOL              ? NNI_C_BOOL :
                                                     NNI_C_NONE;
        b->k[i].fixed = b->k[i].state != NNI_C_NONE;
        b->k[i].real = b->k[i].fixed;
    }
    return NN_OK;
}
NNI_FN int nni_tb_grow(nni_tb *b, size_t room)
{
    size_t i;
    for (i = 0; i < b->t.cols; i++) if (b->k[i].room < room && !nni_col_grow(b->k + i, room)) return 0;
    b->room = room;
    return 1;
}
/* cell i of the record in t is not what its column wants */
NNI_FN nn_status nni_ct_bad(nni_ct *t, size_t i, const char *column, const char *want)
{
    char v[64], msg[96];
    /* a cell that is not there: where the record ends */
    const nn_csv_field *f = t->f + i, *last = t->f + t->nf - 1;
    int there = i < t->nf;
    (void)snprintf(msg, sizeof msg, "%s, got '%s'", want, there ? nn_text_brief(v, f->s, f->n) : "");
    return nni_ct_fail(t, NN_E_FORMAT, there ? f->line : t->rec_line,
                       there ? f->col : last->col + last->n, column, "expected %s", msg);
}
NNI_FN nn_status nni_csv_width(nni_ct *t, size_t cols)
{
    char msg[96];
    if (t->nf == cols || (t->nf < cols && !t->d->strict)) return NN_OK;
    (void)snprintf(msg, sizeof msg, "%zu fields, got %zu", cols, t->nf);
    return nni_ct_fail(t, NN_E_FORMAT, t->rec_line,
                       t->nf > cols ? t->f[cols].col : t->f[t->nf - 1].col + t->f[t->nf - 1].n,
                       NULL, "expected %s", msg);
}
/* The record in t as row b->t.rows. late: only the columns that turned to text. */
NNI_FN nn_status nni_tb_row(nni_tb *b, nni_ct *t, int late)
{
    size_t i, cols = b->t.cols, row = b->t.rows;
    nn_status s;
    if ((s = nni_csv_width(t, cols)) != NN_OK) return s;
    for (i = 0; i < cols; i++) {
        const char *c = i < t->nf ? t->f[i].s : "";
        size_t n = i < t->nf ? t->f[i].n : 0;
        int r;
        if (late) {
            if (b->k[i].state != NNI_C_LATE) continue;
            if (nn_csv_is_missing(c, n, t->d)) {
                b->k[i].v[row] = NNI_MISSING;
                r = 1;
                b->t.columns[i].missing++;
            } else r = nni_col_text(b->k + i, row, c, n) ? 1 : -1;
        } else r = nni_col_put(b->k + i, row, c, n, t);
        if (NNI_LIKELY(r == 1)) continue;
        if (r < 0) return nn_error_set(t->err, NN_E_NOMEM, "%s: out of memory for column %zu", t->name, i);
        return nni_ct_bad(t, i, b->t.columns[i].name,
                          b->k[i].state == NNI_C_BOOL ? "true or false" :
                          b->k[i].state == NNI_C_F64  ? "a number" :
                                                        "an integer");
    }
    b->t.rows++;
    return NN_OK;
}
/* Read the header from t and make the builder; without a header the record in t is the first row
 * already. */
NNI_FN nn_status nni_csv_header(nni_tb *b, nni_ct *t, const nn_alloc *al)
{
    nn_status s = NN_OK;
    size_t *at, cols, i;
    int r = nni_ct_next(t, &s);
    if (r < 0) return s;
    if (r == 0)
        return nni_ct_fail(t, NN_E_FORMAT, t->line, 1, NULL, "expected %s, got nothing",
                           t->d->no_header ? "at least one row" : "a header");
    cols = t->nf;
    if (cols > NN_CSV_MAX_COLUMNS)
        return nni_ct_fail(t, NN_E_LIMIT, t->rec_line, 1, NULL, "more than %s columns", "131072");
    s = nni_tb_make(b, cols, t->d->types, t->d->n_types, t->d->all_text, al, t->err);
    if (s != NN_OK) return s;
    at = (size_t *)nn_mem_alloc(cols * sizeof *at, al);
    if (!at) s = nn_error_set(t->err, NN_E_NOMEM, "nn_csv: out of memory");
    if (s == NN_OK) s = nni_csv_names(&b->t.names, at, t->f, cols, t->d->no_header, al, t->err);
    if (s == NN_OK) for (i = 0; i < cols; i++) b->t.columns[i].name = (char *)b->t.names.data + at[i];
    nn_mem_free(at, cols * sizeof *at, al);
    if (s != NN_OK) nni_tb_free(b);
    return s;
}
/* How many rows to make room for: by the first record's length, then half again. 0 = failed:
 * padding has outgrown the text. */
NNI_FN size_t nni_csv_rows_room(nni_ct *t, size_t rows, size_t cols)
{
    size_t seen = t->r ? (size_t)nn_reader_tell(t->r) + (size_t)(t->p - t->text) : t->n,
           n = t->n > seen ? t->n : seen;
    size_t limit = (4 * n + 65536) / (cols ? cols : 1) + 1,
           room =
               rows ? rows + rows / 2 + 16 : n / (t->rec_bytes ? t->rec_bytes : 1) * 17 / 16 + 16;
    if (room > limit) room = limit;
    if (room > rows) return room;
    (void)nni_ct_fail(t, NN_E_LIMIT, t->rec_line, 1, NULL,
                      "short rows under a wide header: more than 4 cells per byte%s", "");
    return 0;
}
/* May rows be taken straight from the text? Not in the dialects where a cell needs a second look. */
NNI_FN int nni_ct_quick(const nni_ct *t)
{
    const nn_csv_desc *d = t->d;
    return !d->blanks && !d->comment && !d->skip_space && !d->all_text && !d->strict &&
           !t->marker && !strchr("0123456789+-.eE\"", t->delim);
}
/* The finite number w 10^q of the text [p, end) as f64 or f32 to x: the bytes written, 0 = it is
 * not finite there. */
NNI_INLINE size_t nni_x_quick(unsigned char *x, int f32, uint64_t w, int q, int neg, const char *p,
                              const char *end)
{
    uint64_t v;
    if (nni_quick_bits(f32, w, q, &v)) v |= (uint64_t)neg << (f32 ? 31 : 63);
    else if (!nni_num_parse(f32, p, (size_t)(end - p), &v) ||
             (f32 ? v << 1 >> 24 & 255 : v << 1 >> 53) == (f32 ? 255 : 2047)) return 0;
    if (f32) { uint32_t u = (uint32_t)v; memcpy(x, &u, 4); return 4; }
    memcpy(x, &v, 8);
    return 8;
}
/* The usual row straight from the text into the cells, no fields collected: numbers that fit their
 * columns, plain text, true and false, nothing. x (may be NULL): every column but li is a finite
 * number and goes there, side by side, as f64 or f32. 0 = not such a row, -1 = the text in hand
 * ends too soon: nothing is taken, the caller goes the long way. */
NNI_FN int nni_row_quick(nni_ct *t, nni_col *k, size_t cols, size_t row, unsigned char *x,
                         size_t li, int f32)
{
#ifdef NNI_X86
    const int reals = nni_isa() != NNI_ISA_REF && nni_cpu_bits() & NNI_CPU_BMI2;
#endif
    const uint64_t nan = (uint64_t)0x7ff8 << 48;
    const char *p = t->p, *const end = t->end, *q;
    const char delim = t->delim;
    size_t i, n;
    int r;
    if (p >= end) return -1;
    if ((unsigned char)*p <= ' ' || p - t->text < NNI_QUICK_BACK) return 0;   /* perhaps a blank line */
    for (i = 0; i < cols; ) {
        const int in_x = x && i != li;
        const nni_cstate state = in_x ? NNI_C_F64 : k[i].state;
        uint64_t w;
        int e, neg, real;
#ifdef NNI_X86
        if (in_x && reals) {  /* the run of numbers up to the label or the last cell */
            const size_t run = (i < li && li < cols ? li : cols - 1) - i;
            n = nni_reals(&p, end, delim, x, run, f32);
            x += n * (f32 ? 4u : 8u);
            if ((i += n) == li) continue;
            if (end - p < NNI_QUICK) break;
        }
#endif
        if (end - p < NNI_QUICK) break;
        if (state == NNI_C_F64 || state == NNI_C_I64) {
            if ((q = nni_quick_dec(p, &w, &e, &neg, &real)) != NULL) {
                if (state == NNI_C_I64) {
                    if (real || w > (uint64_t)INT64_MAX) break;
                    if (neg) { k[i].negative = 1; w = 0 - w; }
                    k[i].v[row] = w;
                } else if (in_x) {
                    if ((n = nni_x_quick(x, f32, w, e, neg, p, q)) == 0) break;
                    x += n;
                } else {
                    if ((!real && !k[i].real && w > (uint64_t)INT64_MAX) ||
                        !nni_x_quick((unsigned char *)(k[i].v + row), 0, w, e, neg, p, q)) break;
                    k[i].real |= real;
                }
            } else if (!x && state == NNI_C_F64 && (*p == delim || *p == '\n' || *p == '\r')) {
                q = p;
                k[i].v[row] = nan;
                k[i].c->missing++;
            } else break;
        } else if (state >= NNI_C_BOOL && *p != '"') {
            int b;
            q = nni_ct_stop(p, end, delim);
            n = (size_t)(q - p);
            if (state == NNI_C_BOOL) {
                if ((b = nn_csv_bool(p, n)) < 0) break;
                k[i].v[row] = (uint64_t)b;
            } else if (nn_csv_is_missing(p, n, t->d)) {
                if (x) break;
                if (state == NNI_C_TEXT) { k[i].v[row] = NNI_MISSING; k[i].c->missing++; }
            } else if (state == NNI_C_TEXT && !nni_col_text(k + i, row, p, n)) break;
        } else break;
        i++;
        if (q >= end || (i < cols && *q != delim)) { i += cols; break; }
        p = q + (i < cols);
    }
    if (i == cols) {
        if (*p == '\r' && end - p > 1) p++;
        if (*p == '\n') {
            t->p = t->line_start = p + 1;
            t->rec_line = t->line++;
            return 1;
        }
    }
    if (i > cols) i -= cols;
    r = end - p < NNI_QUICK ? -1 : 0;
    while (i--) {                                    /* what writing the cell again would not undo */
        uint64_t v;
        if (!k[i].v || (x && i != li)) continue;
        v = k[i].v[row];
        if (k[i].state == NNI_C_TEXT ? v == NNI_MISSING : k[i].state == NNI_C_F64 && v == nan)
            k[i].c->missing--;
        else if (k[i].state == NNI_C_TEXT) k[i].c->text.len = (size_t)v - 4;
    }
    return r;
}
/* Rows `row`.. below `room` and max_rows while they are usual ones; returns the next row. *rest:
 * after a row that was not, some go the long way untried. */
NNI_FN size_t nni_rows_quick(nni_ct *t, nni_col *k, size_t cols, size_t row, size_t room,
                             unsigned char *x, size_t width, size_t li, int f32, int *rest,
                             nn_status *st)
{
    size_t from = row;
    int r = 1;
    if (*rest) { --*rest; return row; }
    while (row < room && row != t->d->max_rows) {
        if ((r = nni_row_quick(t, k, cols, row, x, li, f32)) > 0) { row++; if (x) x += width; }
        else if (r == 0 || t->final || (*st = nni_ct_fill(t)) != NN_OK) break;
    }
    if (row == from && r == 0) *rest = 15;
    return row;
}
/* The whole of t as a table. */
NNI_FN nn_status nni_csv_table(nn_table *out, nni_ct *t)
{
    nni_tb b;
    nn_status s = nni_csv_header(&b, t, &t->alloc);
    size_t i, late = 0, rows, room;
    int r = 1, rest = 0, quick = nni_ct_quick(t);
    if (s != NN_OK) return s;
    if (!t->d->no_header) r = nni_ct_next(t, &s);
    for (; r > 0; r = nni_ct_next(t, &s)) {
        if (b.t.rows == b.room) {
            if ((room = nni_csv_rows_room(t, b.t.rows, b.t.cols)) == 0) { s = NN_E_LIMIT; break; }
            if (!nni_tb_grow(&b, room)) {
                s = nn_error_set(t->err, NN_E_NOMEM, "%s: out of memory for %zu rows of %zu columns",
                             t->name, room, b.t.cols);
                break;
            }
        }
        if ((s = nni_tb_row(&b, t, 0)) != NN_OK) break;
        if (quick) b.t.rows = nni_rows_quick(t, b.k, b.t.cols, b.t.rows, b.room, NULL, 0, 0, 0, &rest, &s);
        if (s != NN_OK || b.t.rows == t->d->max_rows) break;
    }
    for (i = 0; i < b.t.cols; i++) if (b.k[i].state == NNI_C_LATE) { late++; b.t.columns[i].missing = 0; }
    if (s == NN_OK && late) {  /* the second pass, for columns that began as something else */
        rows = b.t.rows;
        b.t.rows = 0;
        s = nni_ct_rewind(t);
        while (s == NN_OK && b.t.rows < rows && nni_ct_next(t, &s) > 0) s = nni_tb_row(&b, t, 1);
        if (s == NN_OK && b.t.rows < rows) s = nni_ct_changed(t);
        for (i = 0; i < b.t.cols; i++) if (b.k[i].state == NNI_C_LATE) b.k[i].state = NNI_C_TEXT;
    }
    for (i = 0; i < b.t.cols && s == NN_OK; i++)
        if (!nni_col_done(b.k + i, b.t.rows))
            s = nn_error_set(t->err, NN_E_NOMEM, "%s: out of memory", t->name);
    if (s == NN_OK) {
        nn_mem_free(b.k, b.t.cols * sizeof *b.k, &t->alloc);
        *out = b.t;
    } else nni_tb_free(&b);
    return s;
}
NN_DEF nn_status nn_csv_parse(nn_table *out, const void *text, size_t n, const nn_csv_desc *d,
                              const nn_file_opts *opts, nn_error *err)
{
    nni_ct t;
    nn_status s;
    nni_ct_init(&t, d, NULL, text, n, opts ? opts->name : NULL, opts ? &opts->alloc : NULL, err);
    s = nni_csv_table(out, &t);
    nni_ct_free(&t);
    return s;
}
/* A whole file behind t: through the reader where that can go back to the start, else read into b first. */
NNI_FN nn_status nni_ct_open(nni_ct *t, nn_reader **r, nn_buf *b, const char *path,
                             const nn_csv_desc *d, const nn_file_opts *opts, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    uint64_t size;
    nn_status s;
    if (opts) o = *opts;
    if (!o.limit) o.limit = NN_MAX_FILE_READ;
    b->alloc = o.alloc;
    nni_ct_init(t, d, NULL, NULL, 0, NULL, &o.alloc, err);
    if ((s = nn_reader_open(r, path, &o, err)) != NN_OK) return s;
    if (nn_reader_size(*r, &size) && size < SIZE_MAX / 8) {
        nni_ct_init(t, d, *r, NULL, (size_t)size, NULL, &o.alloc, err);
        return NN_OK;
    }
    if ((s = nn_reader_rest(*r, b, o.limit, err)) == NN_OK)
        nni_ct_init(t, d, NULL, b->data, b->len, nn_reader_name(*r), &o.alloc, err);
    return s;
}
NN_DEF nn_status nn_csv_read(nn_table *out, const char *path, const nn_csv_desc *d,
                             const nn_file_opts *opts, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_reader *r = NULL;
    nni_ct t;
    nn_status s = nni_ct_open(&t, &r, &b, path, d, opts, err);
    if (s == NN_OK) s = nni_fail_in(err, nni_csv_table(out, &t), t.name);
    nni_ct_free(&t);
    nn_reader_close(r);
    nn_buf_free(&b);
    return s;
}

/* ---- categories */
NNI_FN nn_status nni_ucs4_fill(nn_tensor *t, const nn_csv_field *f, const size_t *pick, size_t k,
                               const nn_alloc *al, nn_error *err)
{
    size_t i, p, w, width = 0, n;
    uint32_t c;
    nn_status s;
    for (i = 0; i < k; i++) {
        for (p = 0, n = 0; p < f[pick[i]].n; p += w, n++)
            if ((w = nn_utf8_get(f[pick[i]].s + p, f[pick[i]].n - p, &c)) == 0) {
                char b[64];
                return nn_error_set(err, NN_E_FORMAT, "nn_csv: value '%s' is not valid utf-8",
                                nn_text_brief(b, f[pick[i]].s, f[pick[i]].n));
            }
        if (n > width) width = n;
    }
    if ((s = nn_tensor_make_text(t, NN_UCS4, width, 1, &k, al, err)) != NN_OK) return s;
    for (i = 0; i < k; i++)
        for (p = 0, n = 0; p < f[pick[i]].n; p += w, n++) {
            w = nn_utf8_get(f[pick[i]].s + p, f[pick[i]].n - p, &c);
            memcpy((unsigned char *)t->data + t->itemsize * i + 4 * n, &c, 4);
        }
    return NN_OK;
}
NN_DEF nn_status nn_table_codes(nn_tensor *codes, nn_tensor *names, const nn_column *c,
                                const nn_alloc *alloc, nn_error *err)
{
    size_t rows = c->values.shape[0], i, k = 0, last = 0, have = 0, *v = NULL;
    nn_csv_field *f = NULL;
    char *num = NULL;
    nn_tensor code = NN_ZERO, name = NN_ZERO;
    nn_status s = NN_OK;
    f = (nn_csv_field *)nni_new(rows ? rows : 1, sizeof *f, alloc);
    v = (size_t *)nni_new(rows ? rows : 1, sizeof *v, alloc);
    if (!c->is_text) num = (char *)nn_mem_alloc((rows ? rows : 1) * 2 * NN_NUM_BYTES, alloc);
    if (!f || !v || (!c->is_text && !num))
        s = nn_error_set(err, NN_E_NOMEM, "nn_table_codes: out of memory for %zu rows", rows);
    for (i = 0; s == NN_OK && i < rows; i++) {
        if (c->is_text) f[i].s = nn_table_text(c, i, &f[i].n);
        else {                                       /* an 8-byte key that sorts like the number, then its text */
            char *p = num + i * 2 * NN_NUM_BYTES;
            uint64_t key = 0;
            int b;
            int64_t si = 0;
            uint64_t u = 0;
            float fl = 0;
            double d = 0;
            switch (nni_elem(&c->values, i, &si, &u, &fl, &d)) {
            case 'i': key = (uint64_t)si ^ (uint64_t)1 << 63; f[i].col = nn_i64_print(p + 8, si); break;
            case 'd':
                key = nni_f64_bits(d + 0.0);
                key = key >> 63 ? ~key : key | (uint64_t)1 << 63;
                f[i].col = nn_f64_print(p + 8, d);
                break;
            case 'b': key = u; strcpy(p + 8, u ? "True" : "False"); f[i].col = strlen(p + 8); break;
            default: key = u; f[i].col = nn_u64_print(p + 8, u); break;
            }
            for (b = 0; b < 8; b++) p[b] = (char)(key >> (56 - 8 * b));
            f[i].s = d != d ? NULL : p;
            f[i].n = 8;
        }
        if (f[i].s) v[have++] = i;
    }
    if (s == NN_OK) s = nn_tensor_make1(&code, NN_I64, rows, alloc, err);
    if (s == NN_OK) {
        nni_sort(f, v, have, nni_index_before);
        for (i = 0; i < rows; i++) nn_i64(&code)[i] = -1;
        for (i = 0; i < have; i++) {
            if (!i || f[v[i]].n != f[v[last]].n || memcmp(f[v[i]].s, f[v[last]].s, f[v[i]].n) != 0) {
                if (k == 65536) {
                    s = nn_error_set(err, NN_E_LIMIT, "column '%s': more than 65536 distinct values",
                                 c->name);
                    break;
                }
                last = i;
                k++;
            }
            nn_i64(&code)[v[i]] = (int64_t)(k - 1);
        }
        /* v: one row of each category, in order */
        for (i = 0, last = 0, k = 0; s == NN_OK && i < have; i++)
            if (!i || nn_i64(&code)[v[i]] != nn_i64(&code)[last]) { last = v[i]; v[k++] = v[i]; }
        if (!c->is_text) for (i = 0; i < k; i++) { f[v[i]].s += 8; f[v[i]].n = f[v[i]].col; }
    }
    if (s == NN_OK) s = nni_ucs4_fill(&name, f, v, k, alloc, err);
    nn_mem_free(f, (rows ? rows : 1) * sizeof *f, alloc);
    nn_mem_free(v, (rows ? rows : 1) * sizeof *v, alloc);
    nn_mem_free(num, (rows ? rows : 1) * 2 * NN_NUM_BYTES, alloc);
    if (s != NN_OK) { nn_tensor_free(&code); return s; }
    *codes = code;
    *names = name;
    return NN_OK;
}

/* ---- a dense matrix and its labels */
NN_DEF void nn_xy_free(nn_xy *m)
{
    nn_xy zero = NN_ZERO;
    nn_alloc al;
    if (!m) return;
    al = m->alloc;
    nn_tensor_free(&m->x);
    nn_tensor_free(&m->y);
    nn_tensor_free(&m->classes);
    nn_mem_free(m->names, m->n_names * sizeof *m->names, &al);
    nn_buf_free(&m->text);
    *m = zero;
}
/* One cell of x: 1 = a number in *v or *w, 0 = missing, -1 = something else */
NNI_FN int nni_xy_cell(const char *s, size_t n, int f32, const nni_ct *ct, double *v, float *w)
{
    const nn_csv_desc *d = ct->d;
    const char *t = s;
    size_t m = n;
    if (m && !ct->marker && (f32 ? nn_f32_parse(s, m, w) : nn_f64_parse(s, m, v)) == m)
        return (f32 ? *w != *w : *v != *v) && nn_csv_is_missing(s, n, d) ? 0 : 1;
    if (nn_csv_is_missing(s, n, d)) return 0;
    while (m && nni_is_blank(*t)) { t++; m--; }
    while (m && nni_is_blank(t[m - 1])) m--;
    return m && (f32 ? nn_f32_parse(t, m, w) : nn_f64_parse(t, m, v)) == m ? 1 : -1;
}
/* The whole of t as a matrix. */
NNI_FN nn_status nni_csv_matrix(nn_xy *out, nni_ct *t, const nn_xy_desc *d)
{
    nni_tb b;
    nni_col *lab = NULL;
    nn_xy m = NN_ZERO;
    nn_alloc al = t->alloc;
    nn_error *err = t->err;
    nn_status s;
    unsigned char *x = NULL;
    size_t i, k, li, cols, nx, item = d->dtype == NN_F64 ? 8 : 4, rows = 0, room = 0, bytes = 0, size;
    int r = 1, rest = 0, f32 = d->dtype != NN_F64, quick = nni_ct_quick(t);
    const double nan = nni_bits_f64((uint64_t)0x7ff8 << 48);
    if ((s = nni_csv_header(&b, t, &al)) != NN_OK) return s;
    cols = b.t.cols;
    li = d->no_label ? cols : cols - 1;
    if (d->label && !d->no_label) {
        for (li = 0; li < cols && strcmp(b.t.columns[li].name, d->label) != 0; li++) { }
        if (li == cols) {
            char v[64];
            s = nni_ct_fail(t, NN_E_FORMAT, t->rec_line, 1, NULL, "no column is called '%s'",
                            nni_name(v, d->label));
        }
    }
    nx = li < cols ? cols - 1 : cols;
    if (s == NN_OK && li < cols) lab = b.k + li;
    if (!t->d->no_header && s == NN_OK) r = nni_ct_next(t, &s);
    for (; s == NN_OK && r > 0; r = nni_ct_next(t, &s)) {
        if (rows == room) {
            if ((room = nni_csv_rows_room(t, rows, cols)) == 0) { s = NN_E_LIMIT; break; }
            if (nn_size_mul(room, nx ? nx : 1, &size) && nn_size_mul(size, item, &size)) {
                unsigned char *y = (unsigned char *)nn_mem_resize(x, bytes, size, &al);
                if (y) { x = y; bytes = size; } else s = NN_E_NOMEM;
            } else s = NN_E_NOMEM;
            if (s != NN_OK || (lab && !nni_col_grow(lab, room))) {
                s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu rows of %zu columns",
                             t->name, room, cols);
                break;
            }
        }
        if (t->nf > cols || (t->nf < cols && !d->allow_missing)) {
            char msg[96];
            (void)snprintf(msg, sizeof msg, "%zu fields, got %zu", cols, t->nf);
            s = nni_ct_fail(t, NN_E_FORMAT, t->rec_line, t->nf > cols ? t->f[cols].col : 1, NULL,
                            "expected %s", msg);
            break;
        }
        for (i = k = 0; i < cols; i++) {
            const char *c = i < t->nf ? t->f[i].s : "";
            size_t len = i < t->nf ? t->f[i].n : 0;
            double v = 0;
            float w = 0;
            if (i == li) {
                if (nn_csv_is_missing(c, len, t->d)) {
                    s = nni_ct_bad(t, i, b.t.columns[i].name, "a label");
                    break;
                }
                if (nni_col_put(lab, rows, c, len, t) < 0) {
                    s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", t->name);
                    break;
                }
                if (lab->state == NNI_C_F64 && !d->allow_nonfinite) {
                    memcpy(&v, lab->v + rows, 8);
                    if (v - v != 0) {
                        s = nni_ct_bad(t, i, b.t.columns[i].name, "a finite label");
                        break;
                    }
                }
                continue;
            }
            r = nni_xy_cell(c, len, f32, t, &v, &w);
            if (r <= 0) {
                if (r < 0 || !d->allow_missing) {
                    s = nni_ct_bad(t, i, b.t.columns[i].name, "a number");
                    break;
                }
                v = nan;
                w = nni_bits_f32(0x7fc00000u);
            } else if ((f32 ? w - w != 0 : v - v != 0) && !d->allow_nonfinite) {
                s = nni_ct_bad(t, i, b.t.columns[i].name,
                               f32 ? "a finite number within float's range" : "a finite number");
                break;
            }
            if (f32) memcpy(x + 4 * (rows * nx + k), &w, 4);
            else memcpy(x + 8 * (rows * nx + k), &v, 8);
            k++;
        }
        if (s != NN_OK) break;
        rows++;
        if (quick && nx)
            rows = nni_rows_quick(t, b.k, cols, rows, room, x + item * rows * nx, item * nx, li,
                                  f32, &rest, &s);
        if (s != NN_OK || rows == t->d->max_rows) break;
    }
    if (s == NN_OK && !rows)
        s = nni_ct_fail(t, NN_E_FORMAT, t->line, 1, NULL, "expected at least one row%s",
                        ", got none");
    /* labels that began as numbers and turned to text */
    if (s == NN_OK && lab && lab->state == NNI_C_LATE) {
        s = nni_ct_rewind(t);
        for (i = 0; s == NN_OK && i < rows && nni_ct_next(t, &s) > 0 && li < t->nf; i++)
            if (!nni_col_text(lab, i, t->f[li].s, t->f[li].n))
                s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", t->name);
        if (s == NN_OK && i < rows) s = nni_ct_changed(t);
        lab->state = NNI_C_TEXT;
    }
    if (s == NN_OK && lab && lab->state == NNI_C_U64)
        s = nni_ct_fail(t, NN_E_UNSUPPORTED, 1, 1, b.t.columns[li].name, "labels beyond 2^63%s",
                        "");
    if (s == NN_OK && lab && !nni_col_done(lab, rows))
        s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", t->name);
    if (s == NN_OK && lab) {
        nn_tensor *y = &b.t.columns[li].values;
        if (b.t.columns[li].is_text) s = nn_table_codes(&m.y, &m.classes, b.t.columns + li, &al, err);
        else if (y->dtype == NN_BOOL) {
            s = nn_tensor_make1(&m.y, NN_I64, rows, &al, err);
            for (i = 0; s == NN_OK && i < rows; i++) nn_i64(&m.y)[i] = nn_u8(y)[i];
        } else { m.y = *y; memset(y, 0, sizeof *y); }
    }
    m.alloc = al;
    if (s == NN_OK && nx) {
        m.names = (char **)nni_new(nx, sizeof *m.names, &al);
        if (!m.names) s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", t->name);
        else for (i = k = 0; i < cols; i++) if (i != li) m.names[k++] = b.t.columns[i].name;
        m.n_names = nx;
    }
    if (s == NN_OK) {
        m.x.data = x;
        m.x.dtype = f32 ? NN_F32 : NN_F64;
        m.x.itemsize = item;
        m.x.ndim = 2;
        m.x.shape[0] = rows;
        m.x.shape[1] = nx;
        m.x.capacity = bytes;
        m.x.alloc = al;
        if (lab) m.label = b.t.columns[li].name;
        m.text = b.t.names;                          /* the names live there */
        memset(&b.t.names, 0, sizeof b.t.names);
        *out = m;
    } else {
        nn_mem_free(x, bytes, &al);
        nn_xy_free(&m);
    }
    nni_tb_free(&b);
    return s;
}
NNI_FN nn_status nni_xy_desc_of(const nn_xy_desc **d, nn_error *err)
{
    static const nn_xy_desc none = NN_ZERO;
    if (!*d) *d = &none;
    if ((*d)->dtype == NN_DTYPE_NONE || (*d)->dtype == NN_F32 || (*d)->dtype == NN_F64) return NN_OK;
    return nn_error_set(err, NN_E_ARG, "nn_csv_read_xy: x must be f32 or f64, got %s",
                    nn_dtype_name((*d)->dtype));
}
NN_DEF nn_status nn_csv_parse_xy(nn_xy *out, const void *text, size_t n, const nn_xy_desc *d,
                                 const nn_file_opts *opts, nn_error *err)
{
    nni_ct t;
    nn_status s = nni_xy_desc_of(&d, err);
    if (s != NN_OK) return s;
    nni_ct_init(&t, &d->csv, NULL, text, n, opts ? opts->name : NULL, opts ? &opts->alloc : NULL, err);
    s = nni_csv_matrix(out, &t, d);
    nni_ct_free(&t);
    return s;
}
NN_DEF nn_status nn_csv_read_xy(nn_xy *out, const char *path, const nn_xy_desc *d,
                                const nn_file_opts *opts, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_reader *r = NULL;
    nni_ct t;
    nn_status s = nni_xy_desc_of(&d, err);
    if (s != NN_OK) return s;
    s = nni_ct_open(&t, &r, &b, path, &d->csv, opts, err);
    if (s == NN_OK) s = nni_fail_in(err, nni_csv_matrix(out, &t, d), t.name);
    nni_ct_free(&t);
    nn_reader_close(r);
    nn_buf_free(&b);
    return s;
}

/* ---- streaming */
struct nn_csv {
    nn_reader *r;
    nni_ct t;
    nn_csv_desc d;
    nni_tb head;
    nn_dtype *types;
    int pending, typed;
    nn_alloc alloc;
};
NN_DEF void nn_csv_close(nn_csv *r)
{
    nn_alloc al;
    if (!r) return;
    al = r->alloc;
    nn_reader_close(r->r);
    nni_ct_free(&r->t);
    if (r->types) nn_mem_free(r->types, r->head.t.cols * sizeof *r->types, &al);
    nni_tb_free(&r->head);
    nn_mem_free(r, sizeof *r, &al);
}
/* over a reader, which belongs to *out then, and is closed on failure */
NN_DEF nn_status nn_csv_open_from(nn_csv **out, nn_reader *in, const nn_csv_desc *d, const nn_alloc *al,
                              nn_error *err)
{
    nn_csv *r = (nn_csv *)nni_new(1, sizeof *r, al);
    nn_status s;
    size_t i;
    if (!r) { nn_reader_close(in); return nn_error_set(err, NN_E_NOMEM, "nn_csv_open: out of memory"); }
    r->r = in;
    if (al) r->alloc = *al;
    if (d) r->d = *d;
    r->pending = r->d.no_header;
    nni_ct_init(&r->t, &r->d, in, NULL, 0, NULL, al, err);
    r->t.max_record = NN_CSV_MAX_FIELD;
    s = nni_csv_header(&r->head, &r->t, &r->alloc);
    if (s == NN_OK) {
        r->types = (nn_dtype *)nni_new(r->head.t.cols, sizeof *r->types, al);
        if (!r->types) s = nn_error_set(err, NN_E_NOMEM, "nn_csv_open: out of memory");
        for (i = 0; s == NN_OK && i < r->head.t.cols && r->d.types && i < r->d.n_types; i++)
            r->types[i] = r->d.types[i];
    }
    if (s != NN_OK) { nn_csv_close(r); return s; }
    *out = r;
    return NN_OK;
}
NN_DEF nn_status nn_csv_open(nn_csv **out, const char *path, const nn_csv_desc *d,
                             const nn_file_opts *opts, nn_error *err)
{
    nn_reader *in = NULL;
    nn_status s = nn_reader_open(&in, path, opts, err);
    return s == NN_OK ? nn_csv_open_from(out, in, d, opts ? &opts->alloc : NULL, err) : s;
}
NN_DEF size_t nn_csv_columns(const nn_csv *r) { return r->head.t.cols; }
NN_DEF const char *nn_csv_name(const nn_csv *r, size_t column) { return r->head.t.columns[column].name; }
NN_DEF size_t nn_csv_line(const nn_csv *r) { return r->t.rec_line; }
NN_DEF nn_status nn_csv_row(nn_csv *r, const nn_csv_field **fields, size_t *n, nn_error *err)
{
    nn_status s = NN_OK;
    int got = 1;
    *n = 0;
    *fields = NULL;
    r->t.err = err;
    if (r->pending) r->pending = 0;
    else got = nni_ct_next(&r->t, &s);
    if (got <= 0) return s;
    if ((s = nni_csv_width(&r->t, r->head.t.cols)) != NN_OK) return s;
    *fields = r->t.f;
    *n = r->t.nf;
    return NN_OK;
}
NN_DEF nn_status nn_csv_next(nn_csv *r, size_t max_rows, nn_table *out, nn_error *err)
{
    nni_tb b, raw;
    nn_status s;
    const nn_csv_field *f;
    size_t n, i, row, cols = r->head.t.cols, names = r->head.t.names.len;
    int rest = 0, quick = r->typed && nni_ct_quick(&r->t);
    memset(&raw, 0, sizeof raw);
    s = nni_tb_make(&b, cols, r->types, cols, r->d.all_text, &r->alloc, err);
    if (s == NN_OK) s = nn_buf_put(&b.t.names, r->head.t.names.data, names, err);
    /* the first batch is kept as text until its types are known */
    if (s == NN_OK && !r->typed && !r->d.all_text) s = nni_tb_make(&raw, cols, NULL, 0, 1, &r->alloc, err);
    for (i = 0; s == NN_OK && i < cols; i++)
        b.t.columns[i].name =
            (char *)b.t.names.data + (r->head.t.columns[i].name - (char *)r->head.t.names.data);
    while (s == NN_OK && b.t.rows < max_rows && (s = nn_csv_row(r, &f, &n, err)) == NN_OK && n) {
        if (b.t.rows == b.room) {
            size_t room = b.room ? 2 * b.room : 64;
            if (room > max_rows) room = max_rows;
            if (!nni_tb_grow(&b, room) || (raw.k && !nni_tb_grow(&raw, room))) {
                s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->t.name);
                break;
            }
        }
        for (i = 0; raw.k && i < cols && s == NN_OK; i++)
            if (!nni_col_text(raw.k + i, b.t.rows, i < n ? f[i].s : "", i < n ? f[i].n : 0))
                s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->t.name);
        if (s == NN_OK) s = nni_tb_row(&b, &r->t, 0);
        if (s == NN_OK && quick)
            b.t.rows = nni_rows_quick(&r->t, b.k, cols, b.t.rows, b.room, NULL, 0, 0, 0, &rest, &s);
    }
    for (i = 0; s == NN_OK && i < cols; i++) {
        static const nn_dtype types[] = { NN_DTYPE_NONE, NN_I64,   NN_U64,  NN_F64,
                                          NN_BOOL,       NN_BYTES, NN_BYTES };
        nni_col *k = b.k + i;
        if (k->state == NNI_C_LATE) {
            k->state = NNI_C_TEXT;
            b.t.columns[i].missing = 0;
            for (row = 0; row < b.t.rows && s == NN_OK; row++) {
                uint32_t len;
                const char *p = (const char *)raw.t.columns[i].text.data + raw.k[i].v[row];
                memcpy(&len, p - 4, 4);
                if (nn_csv_is_missing(p, len, &r->d)) { k->v[row] = NNI_MISSING; b.t.columns[i].missing++;
                } else if (!nni_col_text(k, row, p, len))
                    s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->t.name);
            }
        }
        if (b.t.rows) r->types[i] = types[k->state];
        if (s == NN_OK && !nni_col_done(k, b.t.rows))
            s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->t.name);
    }
    if (b.t.rows) r->typed = 1;
    nni_tb_free(&raw);
    if (s != NN_OK) { nni_tb_free(&b); return s; }
    nn_mem_free(b.k, cols * sizeof *b.k, &r->alloc);
    nn_table_free(out);
    *out = b.t;
    return NN_OK;
}

/* ---- writing */
#define NNI_CSV_CHUNK ((size_t)1 << 16)
NN_DEF nn_status nn_csv_begin(nn_csv_writer *c, nn_writer *w, size_t columns, char delim,
                              const nn_alloc *alloc, nn_error *err)
{
    nn_csv_writer z = NN_ZERO;
    if (!columns) return nn_error_set(err, NN_E_ARG, "nn_csv_begin: a table needs at least one column");
    z.w = w;
    z.columns = columns;
    z.delim = delim ? delim : ',';
    if (alloc) z.buf.alloc = *alloc;
    if (nn_buf_reserve(&z.buf, NNI_CSV_CHUNK + 256, err) != NN_OK) return NN_E_NOMEM;
    *c = z;
    return NN_OK;
}
/* room for a short cell and what stands around it; NULL after a failure */
NNI_FN char *nni_csv_room(nn_csv_writer *c)
{
    if (c->status != NN_OK) return NULL;
    if (c->buf.len >= NNI_CSV_CHUNK) {
        c->status = nn_writer_put(c->w, c->buf.data, c->buf.len, &c->error);
        c->buf.len = 0;
        if (c->status != NN_OK) return NULL;
    }
    return (char *)c->buf.data + c->buf.len;
}
/* the cell ends at p */
NNI_FN void nni_csv_cell(nn_csv_writer *c, char *p)
{
    if (++c->column == c->columns) { c->column = 0; *p++ = '\n'; } else *p++ = c->delim;
    c->buf.len = (size_t)(p - (char *)c->buf.data);
}
NN_DEF void nn_csv_put_missing(nn_csv_writer *c)
{
    char *p = nni_csv_room(c);
    if (!p) return;
    if (c->columns == 1) { *p++ = '"'; *p++ = '"'; }   /* else the row would be a blank line */
    nni_csv_cell(c, p);
}
NN_DEF void nn_csv_put_f64(nn_csv_writer *c, double v)
{
    char *p;
    if (v != v) { nn_csv_put_missing(c); return; }
    p = nni_csv_room(c);
    if (p) nni_csv_cell(c, p + nn_f64_print(p, v));
}
/* v with its exponent from 1e6 on: nn_f32_print's text "123456780.0" becomes "1.2345678e+08". Below 1e-4
 * the two differ in one number, 9.9999997e-05, of which the shortest digits say 0.0001. */
NNI_FN size_t nni_csv_f32(char *b, float v)
{
    const double size = v < 0 ? -(double)v : (double)v;
    size_t n = nn_f32_print(b, v), digits, point;
    char *d = b + (*b == '-');
    if (size > 0.00009999 && size < 1e-4 && strcmp(d, "0.0001") == 0) {
        memcpy(d, "1e-04", 6);
        return (size_t)(d - b) + 5;
    }
    if (size < 1e6 || strchr(d, 'e') || !strchr(d, '.')) return n;      /* inf has no point */
    point = (size_t)(strchr(d, '.') - d);
    digits = strlen(d) - 1;
    memmove(d + point, d + point + 1, digits - point);
    while (d[digits - 1] == '0') digits--;
    if (digits > 1) {
        memmove(d + 2, d + 1, digits - 1);
        d[1] = '.';
        digits++;
    }
    d += digits;
    memcpy(d, "e+", 2);
    memcpy(d + 2, nni_pairs + 2 * (point - 1), 2);
    d[4] = 0;
    return (size_t)(d + 4 - b);
}
NN_DEF void nn_csv_put_f32(nn_csv_writer *c, float v)
{
    char *p;
    if (v != v) { nn_csv_put_missing(c); return; }
    p = nni_csv_room(c);
    if (p) nni_csv_cell(c, p + nni_csv_f32(p, v));
}
NN_DEF void nn_csv_put_i64(nn_csv_writer *c, int64_t v)
{
    char *p = nni_csv_room(c);
    if (p) nni_csv_cell(c, p + nn_i64_print(p, v));
}
NN_DEF void nn_csv_put_u64(nn_csv_writer *c, uint64_t v)
{
    char *p = nni_csv_room(c);
    if (p) nni_csv_cell(c, p + nn_u64_print(p, v));
}
NN_DEF void nn_csv_put_bool(nn_csv_writer *c, int v)
{
    nn_csv_put_text(c, v ? "True" : "False", v ? 4 : 5);
}
NN_DEF void nn_csv_put_str(nn_csv_writer *c, const char *s) { nn_csv_put_text(c, s, strlen(s)); }
NN_DEF void nn_csv_put_text(nn_csv_writer *c, const char *s, size_t n)
{
    size_t i, quotes = 0, special = c->columns == 1;     /* a row of nothing but blanks would be
                                                            skipped as a blank line */
    char *p = nni_csv_room(c);
    if (!p) return;
    if (!n) { nn_csv_put_missing(c); return; }
    for (i = 0; special && i < n; i++) if (!nni_is_blank(s[i])) special = 0;
    /* the file's first field would lose it as a byte order mark */
    if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) special = 1;
    for (i = 0; i < n; i++) {
        if (s[i] == '"') quotes++;
        else if (s[i] == c->delim || s[i] == '\n' || s[i] == '\r') special = 1;
    }
    if (nn_buf_reserve(&c->buf, n + quotes + 256, &c->error) != NN_OK) { c->status = NN_E_NOMEM; return; }
    p = (char *)c->buf.data + c->buf.len;
    if (quotes || special) {
        *p++ = '"';
        for (i = 0; i < n; i++) { if (s[i] == '"') *p++ = '"'; *p++ = s[i]; }
        *p++ = '"';
    } else { memcpy(p, s, n); p += n; }
    nni_csv_cell(c, p);
}
NN_DEF void nn_csv_put_f64s(nn_csv_writer *c, const double *v, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) nn_csv_put_f64(c, v[i]);
}
NN_DEF void nn_csv_put_f32s(nn_csv_writer *c, const float *v, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) nn_csv_put_f32(c, v[i]);
}
NN_DEF void nn_csv_put_elem(nn_csv_writer *c, const nn_tensor *t, size_t i)
{
    int64_t s = 0;
    uint64_t u = 0;
    float f = 0;
    double d = 0;
    switch (nni_elem(t, i, &s, &u, &f, &d)) {
    case 'i': nn_csv_put_i64(c, s); break;
    case 'u': nn_csv_put_u64(c, u); break;
    case 'f': nn_csv_put_f32(c, f); break;
    case 'd': nn_csv_put_f64(c, d); break;
    case 'b': nn_csv_put_bool(c, (int)u); break;
    case 't': {
        size_t n = nn_tensor_text(t, i, NULL, 0);
        char small[256], *p = n < sizeof small ? small : (char *)nn_mem_alloc(n + 1, &c->buf.alloc);
        if (!p) { c->status = nn_error_set(&c->error, NN_E_NOMEM, "nn_csv: out of memory"); break; }
        (void)nn_tensor_text(t, i, p, n + 1);
        nn_csv_put_text(c, p, n);
        if (p != small) nn_mem_free(p, n + 1, &c->buf.alloc);
        break; }
    default:
        if (c->status == NN_OK)
            c->status = nn_error_set(&c->error, NN_E_UNSUPPORTED,
                                 "nn_csv: %s cannot be written as text", nn_dtype_name(t->dtype));
    }
}
NN_DEF nn_status nn_csv_end(nn_csv_writer *c, nn_error *err)
{
    nn_status s = c->status;
    if (s == NN_OK && c->column)
        s = nn_error_set(&c->error, NN_E_ARG, "nn_csv_end: the last row has %zu of %zu cells",
                     c->column, c->columns);
    if (s == NN_OK && c->buf.len) s = nn_writer_put(c->w, c->buf.data, c->buf.len, &c->error);
    if (s != NN_OK && err) *err = c->error;
    nn_buf_free(&c->buf);
    c->w = NULL;
    c->status = NN_E_ARG;
    return s;
}
/* commit when all went well, else abort */
NNI_FN nn_status nni_csv_close_file(nn_csv_writer *c, nn_writer *w, nn_status s, nn_error *err)
{
    nn_status e = nn_csv_end(c, s == NN_OK ? err : NULL);
    if (s == NN_OK) s = e;
    if (s == NN_OK) return nn_writer_commit(w, err);
    nn_writer_abort(w);
    return s;
}
NN_DEF nn_status nn_csv_write_xy(const char *path, const nn_tensor *x, const nn_tensor *y,
                                 const char *const *names, const char *label,
                                 const nn_tensor *classes, const nn_file_opts *opts, nn_error *err)
{
    nn_writer *w = NULL;
    nn_csv_writer c = NN_ZERO;
    nn_status s;
    size_t i, j, n, d;
    char b[NN_NUM_BYTES];
    if (x->ndim != 2 || (y && (y->ndim != 1 || y->shape[0] != x->shape[0])))
        return nn_error_set(err, NN_E_ARG,
                        "nn_csv_write_xy: x must be [n,d] and y [n], got %zu and %zu dimensions, "
                        "%zu and %zu rows",
                        x->ndim, y ? y->ndim : 1, x->ndim ? x->shape[0] : 0,
                        y && y->ndim ? y->shape[0] : 0);
    if (classes && (!y || y->dtype != NN_I64))
        return nn_error_set(err, NN_E_ARG, "nn_csv_write_xy: class names go with labels of i64");
    n = x->shape[0];
    d = x->shape[1];
    if ((s = nn_writer_open(&w, path, opts, err)) != NN_OK) return s;
    s = nn_csv_begin(&c, w, d + (y ? 1 : 0), 0, opts ? &opts->alloc : NULL, err);
    if (s != NN_OK) { nn_writer_abort(w); return s; }
    for (j = 0; j < d; j++) {
        if (names) nn_csv_put_str(&c, names[j]);
        else nn_csv_put_text(&c, b, nn_u64_print(b, j));
    }
    if (y) nn_csv_put_str(&c, label ? label : "target");
    for (i = 0; i < n && s == NN_OK; i++) {
        if (x->dtype == NN_F64) nn_csv_put_f64s(&c, nn_f64(x) + i * d, d);
        else if (x->dtype == NN_F32) nn_csv_put_f32s(&c, nn_f32(x) + i * d, d);
        else for (j = 0; j < d; j++) nn_csv_put_elem(&c, x, i * d + j);
        if (y && classes) {
            int64_t k = nn_i64(y)[i];
            if (k < 0 || (uint64_t)k >= classes->shape[0])
                s = nn_error_set(err, NN_E_ARG,
                             "nn_csv_write_xy: row %zu: label %lld is none of the %zu classes", i,
                             (long long)k, classes->shape[0]);
            else nn_csv_put_elem(&c, classes, (size_t)k);
        } else if (y) nn_csv_put_elem(&c, y, i);
    }
    return nni_csv_close_file(&c, w, s, err);
}
NN_DEF nn_status nn_csv_write(const char *path, const nn_table *t, const nn_file_opts *opts, nn_error *err)
{
    nn_writer *w = NULL;
    nn_csv_writer c = NN_ZERO;
    nn_status s;
    size_t i, j, n;
    if ((s = nn_writer_open(&w, path, opts, err)) != NN_OK) return s;
    s = nn_csv_begin(&c, w, t->cols, 0, opts ? &opts->alloc : NULL, err);
    if (s != NN_OK) { nn_writer_abort(w); return s; }
    for (j = 0; j < t->cols; j++) nn_csv_put_str(&c, t->columns[j].name);
    for (i = 0; i < t->rows && c.status == NN_OK; i++)
        for (j = 0; j < t->cols; j++) {
            if (t->columns[j].is_text) {
                const char *p = nn_table_text(t->columns + j, i, &n);
                if (p) nn_csv_put_text(&c, p, n);
                else nn_csv_put_missing(&c);
            } else nn_csv_put_elem(&c, &t->columns[j].values, i);
        }
    return nni_csv_close_file(&c, w, NN_OK, err);
}
#endif /* NN_NO_CSV */

/* ---- [JSON] ------------------------------------------------------------- */
#ifndef NN_NO_JSON
/* As nn_arena_get, with the common case inline. */
NNI_FN void *nni_arena_quick(nn_arena *a, size_t size)
{
    nn_arena_block *b = a->head;
    size_t need = (size + 15u) & ~(size_t)15;
    if (b && need && need >= size && b->size - b->used >= need) {
        unsigned char *p = (unsigned char *)b + ((sizeof(nn_arena_block) + 15u) & ~(size_t)15) + b->used;
        b->used += need;
        return p;
    }
    return nn_arena_get(a, size);
}
/* What will be wanted in all, roughly: large memory costs least when it comes in one piece
 * (nn_mem_alloc). A wish. */
NNI_FN void nni_arena_ahead(nn_arena *a, size_t n)
{
    n = n < ((size_t)32 << 20) ? (n + 15) & ~(size_t)15 : (size_t)32 << 20;
    if (n >= ((size_t)1 << 20) && (!a->limit || n < a->limit / 2) && nn_arena_get(a, n)) a->head->used -= n;
}
/* Forget the content, keep the newest (largest) block. */
NNI_FN void nni_arena_reset(nn_arena *a)
{
    nn_arena_block *keep = a->head;
    if (!keep) return;
    a->head = keep->next;
    nn_arena_free(a);
    keep->next = NULL;
    keep->used = 0;
    a->head = keep;
    a->total = keep->size + ((sizeof(nn_arena_block) + 15u) & ~(size_t)15);
}

/* ---- the tree */
NN_DEF const char *nn_json_type_name(nn_json_type t)
{
    static const char *const names[] = { "null",   "bool",   "integer", "integer",
                                         "number", "string", "list",    "map" };
    return (int)t >= 0 && t <= NN_JSON_OBJECT ? names[t] : "?";
}
NN_DEF nn_json *nn_json_get(const nn_json *v, const char *key)
{
    nn_json *c;
    size_t n = strlen(key);
    if (!v || v->type != NN_JSON_OBJECT) return NULL;
    for (c = v->v.first; c; c = c->next) if (c->key_len == n && memcmp(c->key, key, n) == 0) return c;
    return NULL;
}
NN_DEF nn_json *nn_json_at(const nn_json *v, size_t i)
{
    nn_json *c;
    if (!v || v->type != NN_JSON_ARRAY) return NULL;
    for (c = v->v.first; c && i; i--) c = c->next;
    return c;
}
NN_DEF const char *nn_json_str(const nn_json *v, const char *dflt)
{
    return v && v->type == NN_JSON_STRING ? v->v.s : dflt;
}
NN_DEF double nn_json_num(const nn_json *v, double dflt)
{
    if (!v) return dflt;
    if (v->type == NN_JSON_REAL) return v->v.d;
    if (v->type == NN_JSON_INT) return (double)v->v.i;
    return v->type == NN_JSON_UINT ? (double)v->v.u : dflt;
}
NN_DEF int64_t nn_json_int(const nn_json *v, int64_t dflt)
{
    if (!v) return dflt;
    if (v->type == NN_JSON_INT) return v->v.i;
    if (v->type == NN_JSON_REAL && v->v.d >= -9223372036854775808.0 &&
        v->v.d < 9223372036854775808.0 && (double)(int64_t)v->v.d == v->v.d) return (int64_t)v->v.d;
    return dflt;
}
NN_DEF int nn_json_is(const nn_json *v, int dflt)
{
    return v && v->type == NN_JSON_BOOL ? v->v.i != 0 : dflt;
}

NN_DEF nn_json *nn_json_new(nn_arena *a, nn_json_type type, const char *key)
{
    size_t n = key ? strlen(key) : 0;
    char *k = NULL;
    nn_json *v = (nn_json *)nni_arena_quick(a, sizeof *v);
    if (!v || n >= UINT32_MAX) return NULL;
    memset(v, 0, sizeof *v);
    v->type = type;
    if (key) {
        k = (char *)nni_arena_quick(a, n + 1);
        if (!k) return NULL;
        memcpy(k, key, n + 1);
        v->key = k;
        v->key_len = (uint32_t)n;
    }
    return v;
}
NN_DEF nn_json *nn_json_new_str(nn_arena *a, const char *key, const char *s, size_t n)
{
    nn_json *v = nn_json_new(a, NN_JSON_STRING, key);
    char *t = v && n < SIZE_MAX ? (char *)nni_arena_quick(a, n + 1) : NULL;
    if (!t) return NULL;
    if (n) memcpy(t, s, n);
    t[n] = 0;
    v->v.s = t;
    v->n = n;
    return v;
}
NN_DEF void nn_json_add(nn_json *parent, nn_json *child)
{
    nn_json **at = &parent->v.first;
    while (*at) at = &(*at)->next;
    *at = child;
    child->next = NULL;
    parent->n++;
}

/* Order by key, then by place in the text: equal keys become neighbours, the earlier one first. */
NNI_FN int nni_key_before(const void *of, size_t i, size_t k)
{
    const nn_json *a = ((nn_json *const *)of)[i], *b = ((nn_json *const *)of)[k];
    int c;
    if (a->key_len != b->key_len) return a->key_len < b->key_len;
    c = memcmp(a->key, b->key, a->key_len);
    if (c) return c < 0;
    return a->line != b->line ? a->line < b->line : a->col < b->col;
}
/* Two members of one name: the later one and, in *first, the earlier; NULL when all differ. With
 * `drop` the earlier ones are taken out of the list instead. NN_E_NOMEM through *st. */
NNI_FN nn_json *nni_json_twice(nn_json *obj, int drop, nn_json **first, const nn_alloc *al, nn_status *st)
{
    nn_json *c, *d, **v, **at, *found = NULL;
    size_t n = 0, i, *o;
    if (obj->n <= 8 && !drop) {
        for (c = obj->v.first; c; c = c->next)
            for (d = c->next; d; d = d->next)
                if (c->key_len == d->key_len && memcmp(c->key, d->key, c->key_len) == 0) {
                    *first = c;
                    return d;
                }
        return NULL;
    }
    if (obj->n < 2) return NULL;
    v = (nn_json **)nn_mem_alloc(obj->n * (sizeof *v + sizeof *o), al);
    if (!v) { *st = NN_E_NOMEM; return NULL; }
    o = (size_t *)(void *)(v + obj->n);
    for (c = obj->v.first; c; c = c->next) { o[n] = n; v[n++] = c; }
    nni_sort(v, o, n, nni_key_before);
    for (i = 0; i + 1 < n && !found; i++) {
        c = v[o[i]];
        d = v[o[i + 1]];
        if (c->key_len != d->key_len || memcmp(c->key, d->key, c->key_len) != 0) continue;
        if (drop) c->key = NULL;
        else { found = d; *first = c; }
    }
    if (drop)
        for (at = &obj->v.first; *at;) {
            if ((*at)->key) at = &(*at)->next;
            else { *at = (*at)->next; obj->n--; }
        }
    nn_mem_free(v, n * (sizeof *v + sizeof *o), al);
    return found;
}

/* ---- parsing */
typedef struct nni_jp {
    const char *s, *p, *end, *line_start, *name;
    size_t line;
    nn_arena *arena;
    nn_error *err;
    nn_json_desc d;
} nni_jp;
/* the byte of a line and column (bytes, from 1) of a text */
NNI_FN size_t nni_text_byte(const char *s, const char *end, size_t line, size_t col)
{
    const char *p = s;
    while (--line && (p = (const char *)memchr(p, '\n', (size_t)(end - p))) != NULL) p++;
    return p ? (size_t)(p - s) + col - 1 : 0;
}
NNI_FN nn_status nni_jp_fail(nni_jp *j, nn_status s, const char *at, const char *fmt, const char *a,
                             const char *b)
{
    char name[64], msg[160];
    size_t col = (size_t)(at - j->line_start) + 1;
    (void)snprintf(msg, sizeof msg, fmt, a, b);
    return nn_error_at(j->err, s, (size_t)(at - j->s), j->line, col, "%s:%zu:%zu: %s",
                       nni_name(name, j->name), j->line, col, msg);
}
NNI_FN nn_status nni_jp_expected(nni_jp *j, const char *what)
{
    char b[16];
    return nni_jp_fail(j, NN_E_FORMAT, j->p, "expected %s, got %s", what, nni_byte_text(b, j->p, j->end));
}
NNI_FN nn_status nni_jp_memory(nni_jp *j)
{
    return nni_jp_fail(j, j->arena->at_limit ? NN_E_LIMIT : NN_E_NOMEM, j->p,
                       j->arena->at_limit ? "the document needs more memory than its limit%s%s" :
                                            "out of memory%s%s",
                       "", "");
}
NNI_INLINE void nni_jp_space(nni_jp *j)
{
    const char *p = j->p;
    if (p < j->end && *p == ' ') p++;                /* mostly none or one */
    if (p < j->end && (unsigned char)*p > ' ') { j->p = p; return; }
    for (; p < j->end; p++) {
        if (*p == '\n') { j->line++; j->line_start = p + 1; }
        else if (*p != ' ' && *p != '\t' && *p != '\r') break;
    }
    j->p = p;
}
NNI_FN int nni_hex4(const char *p, const char *end, uint32_t *out)
{
    uint32_t v = 0;
    int i;
    if (end - p < 4) return 0;
    for (i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t d = c >= '0' && c <= '9'               ? (uint32_t)(c - '0') :
                     (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a') + 10u :
                                                          99u;
        if (d > 15) return 0;
        v = v << 4 | d;
    }
    *out = v;
    return 1;
}
/* 8 bytes none of which is a quote, a backslash, a control or beyond ASCII */
NNI_FN int nni_plain8(const char *p)
{
    uint64_t x, q, b;
    memcpy(&x, p, 8);
    q = x ^ 0x2222222222222222u;
    b = x ^ 0x5c5c5c5c5c5c5c5cu;
    return !(
        ((x | (x - 0x2020202020202020u) | (q - 0x0101010101010101u) | (b - 0x0101010101010101u)) &
         0x8080808080808080u));
}
/* j->p at the opening quote; the text, unescaped and terminated, in the arena. */
NNI_FN nn_status nni_jp_string(nni_jp *j, char **out, size_t *len)
{
    const char *p = j->p + 1, *start = p, *c;
    char *t, *o;
    uint32_t u, lo;
    size_t w;
    int escapes = 0;
    for (;;) {  /* find the end; everything but \u pairs is checked here */
        while (j->end - p >= 8 && nni_plain8(p)) p += 8;
        if (p >= j->end) { j->p = p; return nni_jp_expected(j, "'\"' at the end of the string"); }
        if (*p == '"') break;
        if (*p == '\\') {
            escapes = 1;
            if (p + 1 >= j->end || !memchr("\"\\/bfnrtu", p[1], 9)) {
                j->p = p + 1;
                return nni_jp_expected(j, "an escape (one of \"\\/bfnrtu)");
            }
            p += 2;
        } else if ((unsigned char)*p < 0x20) {
            j->p = p;
            return nni_jp_expected(j, "no control character in a string");
        } else if ((unsigned char)*p < 0x80) p++;
        else {
            w = nn_utf8_get(p, (size_t)(j->end - p), &u);
            if (!w) { j->p = p; return nni_jp_expected(j, "valid utf-8"); }
            p += w;
        }
    }
    t = (char *)nni_arena_quick(j->arena, (size_t)(p - start) + 1);
    if (!t) return nni_jp_memory(j);
    *out = t;
    if (!escapes) {
        memcpy(t, start, (size_t)(p - start));
        o = t + (p - start);
    } else {
        for (c = start, o = t; c < p;) {
            if (*c != '\\') { *o++ = *c++; continue; }
            c++;
            switch (*c++) {
            case 'b': *o++ = '\b'; break;
            case 'f': *o++ = '\f'; break;
            case 'n': *o++ = '\n'; break;
            case 'r': *o++ = '\r'; break;
            case 't': *o++ = '\t'; break;
            case 'u':
                if (!nni_hex4(c, p, &u)) {
                    j->p = c;
                    return nni_jp_fail(j, NN_E_FORMAT, c, "expected four hex digits after \\u%s%s",
                                       "", "");
                }
                c += 4;
                if (u >= 0xD800 && u < 0xE000) {     /* only a whole pair is a character */
                    if (u >= 0xDC00 || p - c < 6 || c[0] != '\\' || c[1] != 'u' ||
                        !nni_hex4(c + 2, p, &lo) || lo < 0xDC00 || lo > 0xDFFF)
                        return nni_jp_fail(j, NN_E_FORMAT, c - 6,
                                           "unpaired surrogate in a \\u escape%s%s", "", "");
                    u = 0x10000 + ((u - 0xD800) << 10) + (lo - 0xDC00);
                    c += 6;
                }
                o += nn_utf8_put(o, u);
                break;
            default: *o++ = c[-1]; break;
            }
        }
    }
    *o = 0;
    *len = (size_t)(o - t);
    j->p = p + 1;
    return NN_OK;
}
NNI_FN nn_status nni_jp_number(nni_jp *j, nn_json *v)
{
    const char *p = j->p, *q = p + (*p == '-');
    nni_dec d;
    size_t used;
    uint64_t w;
    int x, neg, real;
    if (q >= j->end || (unsigned)(*q - '0') >= 10u) { j->p = q; return nni_jp_expected(j, "a digit"); }
    if (*q == '0' && q + 1 < j->end && (unsigned)(q[1] - '0') < 10u) {
        j->p = q + 1;
        return nni_jp_fail(j, NN_E_FORMAT, q, "a number must not start with 0%s%s", "", "");
    }
    if (j->end - p >= NNI_QUICK && p - j->s >= NNI_QUICK_BACK &&
        (q = nni_quick_dec(p, &w, &x, &neg, &real)) != NULL) {
        j->p = q;
        v->type = real ? NN_JSON_REAL : w > (uint64_t)INT64_MAX && !neg ? NN_JSON_UINT : NN_JSON_INT;
        if (!real && (!neg || w <= (uint64_t)1 << 63)) { v->v.u = neg ? 0 - w : w; return NN_OK; }
        if (real && nni_quick_f64(w, x, neg, &v->v.d)) return NN_OK;
    }
    used = nni_scan_dec(p, (size_t)(j->end - p), &d);
    q = p + used;
    if (*(d.end - 1) == '.') { j->p = d.end; return nni_jp_expected(j, "a digit after the point"); }
    if (q < j->end && (*q | 32) == 'e') { j->p = q + 1; return nni_jp_expected(j, "an exponent"); }
    j->p = q;
    if (d.end == q && d.last == 0 &&
        (d.neg ? nn_i64_parse(p, used, &v->v.i) : nn_u64_parse(p, used, &v->v.u)) == used) {
        v->type = !d.neg && v->v.u > (uint64_t)INT64_MAX ? NN_JSON_UINT : NN_JSON_INT;
        return NN_OK;
    }
    v->type = NN_JSON_REAL;
    (void)nn_f64_parse(p, used, &v->v.d);
    if (v->v.d - v->v.d != 0) {
        char b[64];
        return nni_jp_fail(j, NN_E_FORMAT, p, "number '%s' is beyond the range of a double%s",
                           nn_text_brief(b, p, used), "");
    }
    return NN_OK;
}
NNI_FN int nni_jp_word(nni_jp *j, const char *w)
{
    size_t n = strlen(w);
    if ((size_t)(j->end - j->p) < n || memcmp(j->p, w, n) != 0) return 0;
    j->p += n;
    return 1;
}
/* Containers that are open hang in a chain: `next` is the parent, v.first the last child, whose
 * `next` is the first. So depth costs nothing but the nodes, and no call recurses. */
NNI_FN nn_status nni_jp_run(nni_jp *j, nn_json **root)
{
    nn_json *open = NULL, *v, *first = NULL, *again;
    size_t depth = 0, max = j->d.max_depth ? j->d.max_depth : NN_JSON_MAX_DEPTH;
    nn_status st = NN_OK;
    char *text, *key = NULL;
    size_t len, key_len = 0;
    char msg[64];
    if (j->end - j->p >= 3 && memcmp(j->p, "\xEF\xBB\xBF", 3) == 0)
        return nni_jp_fail(j, NN_E_FORMAT, j->p, "json must not start with a byte order mark%s%s",
                           "", "");
    for (;;) {
        nni_jp_space(j);
        if (open && open->type == NN_JSON_OBJECT) {  /* a member: its name first */
            if (j->p >= j->end || *j->p != '"')
                return nni_jp_expected(j, open->n ? "a name in quotes" : "a name in quotes or '}'");
            if ((st = nni_jp_string(j, &key, &key_len)) != NN_OK) return st;
            if (key_len >= UINT32_MAX) return nni_jp_fail(j, NN_E_LIMIT, j->p, "name too long%s%s", "", "");
            nni_jp_space(j);
            if (j->p >= j->end || *j->p != ':') return nni_jp_expected(j, "':'");
            j->p++;
            nni_jp_space(j);
        }
        v = (nn_json *)nni_arena_quick(j->arena, sizeof *v);
        if (!v) return nni_jp_memory(j);
        v->line = (uint32_t)j->line;
        v->col = (uint32_t)(j->p - j->line_start) + 1;
        v->key = key;
        v->key_len = (uint32_t)key_len;
        v->n = 0;
        key = NULL;
        key_len = 0;
        if (j->p >= j->end) return nni_jp_expected(j, "a value");
        switch (*j->p) {
        case '"':
            v->type = NN_JSON_STRING;
            if ((st = nni_jp_string(j, &text, &len)) != NN_OK) return st;
            v->v.s = text;
            v->n = len;
            break;
        case '{': case '[':
            if (depth++ >= max) {
                (void)snprintf(msg, sizeof msg, "%zu", max);
                return nni_jp_fail(j, NN_E_LIMIT, j->p, "nested deeper than %s levels%s", msg, "");
            }
            v->type = *j->p == '{' ? NN_JSON_OBJECT : NN_JSON_ARRAY;
            v->v.first = NULL;
            v->next = open;
            open = v;
            j->p++;
            nni_jp_space(j);
            /* empty: closed below */
            if (j->p < j->end && *j->p == (v->type == NN_JSON_OBJECT ? '}' : ']')) break;
            continue;
        case 't': case 'f':
            v->type = NN_JSON_BOOL;
            v->v.i = *j->p == 't';
            if (!nni_jp_word(j, v->v.i ? "true" : "false")) return nni_jp_expected(j, "a value");
            break;
        case 'n':
            v->type = NN_JSON_NULL;
            v->v.i = 0;
            if (!nni_jp_word(j, "null")) return nni_jp_expected(j, "a value");
            break;
        default:
            if (j->d.allow_nan && (*j->p == 'N' || *j->p == 'I' ||
                                   (*j->p == '-' && j->p + 1 < j->end && j->p[1] == 'I'))) {
                v->type = NN_JSON_REAL;
                v->v.d = nni_bits_f64((uint64_t)(*j->p == 'N' ? 0x7ff8 :
                                                 *j->p == 'I' ? 0x7ff0 :
                                                                0xfff0) << 48);
                if (!nni_jp_word(j, "NaN") && !nni_jp_word(j, "Infinity") &&
                    !nni_jp_word(j, "-Infinity")) return nni_jp_expected(j, "a value");
            } else if (*j->p == '-' || (unsigned)(*j->p - '0') < 10u) {
                if ((st = nni_jp_number(j, v)) != NN_OK) return st;
            } else return nni_jp_expected(j, "a value");
            break;
        }
        for (;;) {  /* v is complete, unless it is the container just opened */
            if (v != open) {
                if (!open) {
                    nni_jp_space(j);
                    if (j->p < j->end) return nni_jp_expected(j, "the end after the value");
                    v->next = NULL;
                    *root = v;
                    return NN_OK;
                }
                if (open->v.first) {
                    v->next = open->v.first->next;
                    open->v.first->next = v;
                } else v->next = v;
                open->v.first = v;
                open->n++;
            }
            nni_jp_space(j);
            if (v != open && j->p < j->end && *j->p == ',') { j->p++; break; }
            if (j->p >= j->end || *j->p != (open->type == NN_JSON_OBJECT ? '}' : ']'))
                return nni_jp_expected(j, open->type == NN_JSON_OBJECT ? "',' or '}'" : "',' or ']'");
            j->p++;
            v = open;                                /* close it */
            open = v->next;
            depth--;
            if (v->n) { nn_json *last = v->v.first; v->v.first = last->next; last->next = NULL; }
            if (v->type == NN_JSON_OBJECT && j->d.duplicates != 2) {
                again = nni_json_twice(v, j->d.duplicates == 1, &first, &j->arena->alloc, &st);
                if (st != NN_OK) return nni_jp_fail(j, NN_E_NOMEM, j->p, "out of memory%s%s", "", "");
                if (again) {
                    char where[40 + 64];
                    (void)snprintf(where, 40, "%zu:%zu", (size_t)first->line, (size_t)first->col);
                    return nn_error_at(
                        j->err, NN_E_FORMAT, nni_text_byte(j->s, j->end, again->line, again->col),
                        again->line, again->col,
                        "%s:%u:%u: duplicate name '%s', the first is at %s",
                        nni_name(where + 40, j->name), (unsigned)again->line, (unsigned)again->col,
                        nn_text_brief(msg, again->key, again->key_len), where);
                }
            }
        }
    }
}
NN_DEF nn_status nn_json_parse(nn_json **root, nn_arena *arena, const char *text, size_t n,
                               const char *name, const nn_json_desc *d, nn_error *err)
{
    nni_jp j;
    memset(&j, 0, sizeof j);
    j.s = j.p = j.line_start = n ? text : "";
    j.end = j.s + n;
    j.name = name ? name : "json";
    j.line = 1;
    j.arena = arena;
    j.err = err;
    if (d) j.d = *d;
    nni_arena_ahead(arena, n < SIZE_MAX / 2 ? 2 * n : n);
    return nni_jp_run(&j, root);
}
NN_DEF nn_status nn_json_read(nn_json **root, nn_arena *arena, const char *path,
                              const nn_json_desc *d, const nn_file_opts *opts, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_status s;
    if (opts) b.alloc = opts->alloc;
    s = nn_file_read(&b, path, opts, err);
    if (s == NN_OK)
        s = nn_json_parse(root, arena, (const char *)b.data, b.len,
                          opts && opts->name ? opts->name : path, d, err);
    nn_buf_free(&b);
    return s;
}

/* ---- JSON lines */
struct nn_jsonl {
    nn_reader *r;
    nn_arena arena;
    nn_json_desc d;
    size_t line, taken, len;
    const char *text;
    nn_alloc alloc;
};
/* over a reader, which belongs to *r then, and is closed on failure */
NN_DEF nn_status nn_jsonl_open_from(nn_jsonl **r, nn_reader *in, const nn_json_desc *d,
                                const nn_alloc *al, nn_error *err)
{
    nn_jsonl *j = (nn_jsonl *)nni_new(1, sizeof *j, al);
    if (!j) { nn_reader_close(in); return nn_error_set(err, NN_E_NOMEM, "nn_jsonl_open: out of memory"); }
    j->r = in;
    if (al) j->alloc = j->arena.alloc = *al;
    if (d) j->d = *d;
    *r = j;
    return NN_OK;
}
NN_DEF nn_status nn_jsonl_open(nn_jsonl **r, const char *path, const nn_json_desc *d,
                               const nn_file_opts *opts, nn_error *err)
{
    nn_reader *in = NULL;
    nn_status s = nn_reader_open(&in, path, opts, err);
    return s == NN_OK ? nn_jsonl_open_from(r, in, d, opts ? &opts->alloc : NULL, err) : s;
}
NN_DEF void nn_jsonl_close(nn_jsonl *r)
{
    nn_alloc al;
    if (!r) return;
    nn_reader_close(r->r);
    nn_arena_free(&r->arena);
    al = r->alloc;
    nn_mem_free(r, sizeof *r, &al);
}
/* The next line without its end: *p, *n; at the end *p = NULL. A line is taken from the reader by
 * the following call. */
NNI_FN nn_status nni_line_next(nn_reader *r, size_t *taken, size_t limit, const char **p, size_t *n,
                               nn_error *err)
{
    const unsigned char *b, *nl = NULL;
    size_t have = 0, seen = 0, want = 1;
    nn_status s;
    nn_reader_take(r, *taken);
    *taken = 0;
    *p = NULL;
    *n = 0;
    for (;;) {
        if ((s = nn_reader_peek(r, want, &b, &have, err)) != NN_OK) return s;
        if (have > seen) nl = (const unsigned char *)memchr(b + seen, '\n', have - seen);
        if (nl || have < want) break;
        if (have > limit) {
            return nni_err_at(err, NN_E_LIMIT, nn_reader_name(r), nn_reader_tell(r),
                              "a line is longer than %zu bytes", limit);
        }
        seen = have;
        want = have + (have < 65536 ? 65536 : have);
    }
    if (!have) return NN_OK;
    *n = nl ? (size_t)(nl - b) : have;
    *taken = nl ? *n + 1 : *n;
    *p = (const char *)b;
    return NN_OK;
}
NN_DEF nn_status nn_jsonl_next(nn_jsonl *r, nn_json **value, nn_error *err)
{
    nn_status s;
    size_t i;
    *value = NULL;
    for (;;) {
        if ((s = nni_line_next(r->r, &r->taken, NN_JSONL_MAX_LINE, &r->text, &r->len, err)) !=
            NN_OK) return s;
        if (!r->text) return NN_OK;
        r->line++;
        if (r->len && r->text[r->len - 1] == '\r') r->len--;
        for (i = 0; i < r->len && (r->text[i] == ' ' || r->text[i] == '\t'); i++) { }
        if (i < r->len) break;
    }
    nni_arena_reset(&r->arena);
    {
        nni_jp j;
        memset(&j, 0, sizeof j);
        j.s = j.p = j.line_start = r->text;
        j.end = j.s + r->len;
        j.name = nn_reader_name(r->r);
        j.line = r->line;
        j.arena = &r->arena;
        j.err = err;
        j.d = r->d;
        return nni_jp_run(&j, value);
    }
}
NN_DEF size_t nn_jsonl_line(const nn_jsonl *r) { return r->line; }
NN_DEF const char *nn_jsonl_text(const nn_jsonl *r, size_t *n) { *n = r->len; return r->text; }

/* ---- writing */
NNI_FN void nni_jw_fail(nn_json_writer *w, nn_status s, const char *why)
{
    if (w->status != NN_OK) return;
    w->status = s;
    w->why = why;
}
NNI_FN char *nni_jw_grow(nn_json_writer *w, size_t n)
{
    nn_status s = w->status == NN_OK ? nn_buf_reserve(w->buf, n, NULL) : w->status;
    if (s != NN_OK) { nni_jw_fail(w, s, "out of memory"); return NULL; }
    return (char *)w->buf->data + w->buf->len;
}
/* room for n bytes behind the text; NULL when there is none or something failed before */
NNI_INLINE char *nni_jw_room(nn_json_writer *w, size_t n)
{
    if (w->status == NN_OK && w->buf->room - w->buf->len > n) return (char *)w->buf->data + w->buf->len;
    return nni_jw_grow(w, n);
}
NNI_FN void nni_jw_did(nn_json_writer *w, size_t n)
{
    w->buf->len += n;
    w->buf->data[w->buf->len] = 0;
}
NNI_FN int nni_jw_in_object(const nn_json_writer *w)
{
    return w->depth && (w->kind[(w->depth - 1) / 8] >> ((w->depth - 1) % 8) & 1);
}
NNI_FN char *nni_jw_newline(nn_json_writer *w, char *p)
{
    size_t n = (size_t)w->indent * w->depth;
    *p++ = '\n';
    memset(p, ' ', n);
    return p + n;
}
NNI_FN char *nni_jw_before_any(nn_json_writer *w, int is_key, size_t extra)
{
    char *p;
    unsigned char *some;
    unsigned bit;
    size_t pad = w->indent > 0 ? (size_t)w->indent * w->depth : 0;
    if (w->have_key) {                               /* the value of a member: all that was the key's */
        if (is_key) { nni_jw_fail(w, NN_E_ARG, "two keys in a row"); return NULL; }
        w->have_key = 0;
        return nni_jw_room(w, extra);
    }
    if (!w->depth) {
        if (w->done) { nni_jw_fail(w, NN_E_ARG, "a second value at the top"); return NULL; }
        w->done = 1;
        return nni_jw_room(w, extra);
    }
    if (nni_jw_in_object(w) != is_key) {
        nni_jw_fail(w, NN_E_ARG,
                    is_key ? "a key outside of an object" : "a value without a key in an object");
        return NULL;
    }
    p = nni_jw_room(w, extra + pad + 4);
    if (!p) return NULL;
    some = w->some + (w->depth - 1) / 8;
    bit = 1u << ((w->depth - 1) % 8);
    if (*some & bit) {
        *p++ = ',';
        if (w->spaced && w->indent <= 0) *p++ = ' ';
    }
    *some = (unsigned char)(*some | bit);
    if (w->indent > 0) p = nni_jw_newline(w, p);
    w->buf->len = (size_t)(p - (char *)w->buf->data);
    return p;
}
/* What stands before a value or a key: comma, line break, indent. Room for `extra` bytes more is
 * made; NULL = stop. */
NNI_INLINE char *nni_jw_before(nn_json_writer *w, int is_key, size_t extra)
{
    size_t at = (size_t)w->depth - 1;
    if (w->depth && !w->have_key && w->indent <= 0 && w->status == NN_OK &&
        (w->some[at / 8] >> (at % 8) & 1) && (w->kind[at / 8] >> (at % 8) & 1) == is_key &&
        w->buf->room - w->buf->len > extra + 4) {
        char *p = (char *)w->buf->data + w->buf->len;
        p[0] = ',';                                  /* one more element or member, the usual case */
        p[1] = ' ';
        w->buf->len += w->spaced ? 2 : 1;
        return p + (w->spaced ? 2 : 1);
    }
    return nni_jw_before_any(w, is_key, extra);
}
NNI_FN void nni_jw_begin(nn_json_writer *w, int object)
{
    char *p = nni_jw_before(w, 0, 1);
    unsigned bit = 1u << (w->depth % 8);
    if (!p) return;
    if (w->depth >= NN_JSON_MAX_DEPTH) { nni_jw_fail(w, NN_E_LIMIT, "nested too deep"); return; }
    *p = object ? '{' : '[';
    nni_jw_did(w, 1);
    w->kind[w->depth / 8] =
        (unsigned char)(object ? w->kind[w->depth / 8] | bit : w->kind[w->depth / 8] & ~bit);
    w->some[w->depth / 8] = (unsigned char)(w->some[w->depth / 8] & ~bit);
    w->depth++;
}
NN_DEF void nn_json_begin_object(nn_json_writer *w) { nni_jw_begin(w, 1); }
NN_DEF void nn_json_begin_array(nn_json_writer *w) { nni_jw_begin(w, 0); }
NN_DEF void nn_json_end(nn_json_writer *w)
{
    char *p;
    int object = nni_jw_in_object(w), some;
    if (!w->depth || w->have_key) {
        nni_jw_fail(w, NN_E_ARG, w->depth ? "a key without its value" : "nothing is open");
        return;
    }
    some = w->some[(w->depth - 1) / 8] >> ((w->depth - 1) % 8) & 1;
    p = nni_jw_room(w, 2 + (w->indent > 0 ? (size_t)w->indent * w->depth : 0));
    if (!p) return;
    w->depth--;
    if (some && w->indent > 0) p = nni_jw_newline(w, p);
    *p++ = object ? '}' : ']';
    w->buf->len = (size_t)(p - (char *)w->buf->data);
    w->buf->data[w->buf->len] = 0;
}
NNI_FN char *nni_put_u16_escape(char *o, uint32_t u)
{
    static const char hex[] = "0123456789abcdef";
    o[0] = '\\'; o[1] = 'u';
    o[2] = hex[u >> 12 & 15];
    o[3] = hex[u >> 8 & 15];
    o[4] = hex[u >> 4 & 15];
    o[5] = hex[u & 15];
    return o + 6;
}
/* printable ASCII but what is escaped, always or for html */
NNI_FN int nni_js_plain(unsigned c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '&' && c != '<' && c != '>';
}
/* the string in quotes behind the text, in pieces so that the worst case of an escape does not
 * multiply memory */
NNI_FN void nni_jw_quoted(nn_json_writer *w, const char *s, size_t n)
{
    const char *end = s + n;
    char *o = nni_jw_room(w, 1);
    int words = !w->html && !w->ascii;               /* then what nni_plain8 passes stands for itself */
    if (!o) return;
    *o = '"';
    w->buf->len++;
    do {
        size_t piece = (size_t)(end - s) < 1024 ? (size_t)(end - s) : 1024, len;
        const char *stop = s + piece;
        uint32_t c;
        o = nni_jw_room(w, 6 * piece + 16);
        if (!o) return;
        while (s < stop) {
            if (words) while (stop - s >= 8 && nni_plain8(s)) { memcpy(o, s, 8); o += 8; s += 8; }
            while (s < stop && nni_js_plain((unsigned char)*s)) *o++ = *s++;
            if (s >= stop) break;
            if ((unsigned char)*s >= 0x80) {
                len = nn_utf8_get(s, (size_t)(end - s), &c);
                if (!len) { nni_jw_fail(w, NN_E_ARG, "a string is not valid utf-8"); return; }
                if (!w->ascii) { memcpy(o, s, len); o += len; }
                else if (c < 0x10000) o = nni_put_u16_escape(o, c);
                else {
                    o = nni_put_u16_escape(o, 0xD800 + ((c - 0x10000) >> 10));
                    o = nni_put_u16_escape(o, 0xDC00 + ((c - 0x10000) & 0x3ff));
                }
                s += len;
                continue;
            }
            switch (*s) {
            case '"':  *o++ = '\\'; *o++ = '"'; break;
            case '\\': *o++ = '\\'; *o++ = '\\'; break;
            case '\b': *o++ = '\\'; *o++ = 'b'; break;
            case '\f': *o++ = '\\'; *o++ = 'f'; break;
            case '\n': *o++ = '\\'; *o++ = 'n'; break;
            case '\r': *o++ = '\\'; *o++ = 'r'; break;
            case '\t': *o++ = '\\'; *o++ = 't'; break;
            case '<': case '>': case '&':
                if (w->html) { o = nni_put_u16_escape(o, (uint32_t)*s); break; }
                *o++ = *s; break;
            default:
                if ((unsigned char)*s < 0x20 || (*s == 0x7f && w->ascii))
                    o = nni_put_u16_escape(o, (uint32_t)*s);
                else *o++ = *s;
            }
            s++;
        }
        w->buf->len = (size_t)(o - (char *)w->buf->data);
    } while (s < end);
    *o = '"';                                        /* there is room: nothing took more than 6 bytes */
    nni_jw_did(w, 1);
}
NNI_FN void nni_jw_key(nn_json_writer *w, const char *key, size_t n)
{
    char *p;
    if (!nni_jw_before(w, 1, 8)) return;
    nni_jw_quoted(w, key, n);
    p = nni_jw_room(w, 2);
    if (!p) return;
    p[0] = ':';
    p[1] = ' ';
    nni_jw_did(w, w->indent > 0 || w->spaced ? 2 : 1);
    w->have_key = 1;
}
NN_DEF void nn_json_key(nn_json_writer *w, const char *key) { nni_jw_key(w, key, strlen(key)); }
NN_DEF void nn_json_stringn(nn_json_writer *w, const char *s, size_t n)
{
    if (nni_jw_before(w, 0, 8)) nni_jw_quoted(w, s, n);
}
/* bytes of s[i..] that are no character: 0 = there is one of *w bytes */
NNI_FN int nni_not_utf8(const char *s, size_t n, size_t *w)
{
    uint32_t c;
    *w = nn_utf8_get(s, n, &c);
    if (*w) return 0;
    *w = 1;
    return 1;
}
NN_DEF void nn_json_lossy(nn_json_writer *w, const char *s, size_t n)
{
    nn_buf b = NN_ZERO;
    size_t i, k, bad = 0;
    nn_status st = NN_OK;
    for (i = 0; i < n; i += k) bad += (size_t)nni_not_utf8(s + i, n - i, &k);
    if (!bad) { nn_json_stringn(w, s, n); return; }
    b.alloc = w->buf->alloc;
    for (i = 0; i < n && st == NN_OK; i += k) {
        int lost = nni_not_utf8(s + i, n - i, &k);
        st = nn_buf_put(&b, lost ? "\xEF\xBF\xBD" : s + i, lost ? 3 : k, NULL);
    }
    if (st == NN_OK) nn_json_stringn(w, (const char *)b.data, b.len);
    else if (w->status == NN_OK) w->status = st;
    nn_buf_free(&b);
}
NN_DEF void nn_json_member_path(nn_json_writer *w, const char *key, const char *path)
{
    static const char digits[] = "0123456789abcdef";
    nn_buf b = NN_ZERO, name = NN_ZERO;
    size_t i, k, n = strlen(path), bad = 0;
    nn_status st = NN_OK;
    nn_json_key(w, key);
    nn_json_lossy(w, path, n);
    for (i = 0; i < n; i += k) bad += (size_t)nni_not_utf8(path + i, n - i, &k);
    if (!bad) return;
    b.alloc = name.alloc = w->buf->alloc;
    for (i = 0; i < n && st == NN_OK; i++) {
        char two[2];
        two[0] = digits[(unsigned char)path[i] >> 4];
        two[1] = digits[(unsigned char)path[i] & 15];
        st = nn_buf_put(&b, two, 2, NULL);
    }
    if (st == NN_OK) st = nn_buf_text(&name, key, NULL);
    if (st == NN_OK) st = nn_buf_text(&name, "_hex", NULL);
    if (st == NN_OK) {
        nn_json_key(w, (const char *)name.data);
        nn_json_stringn(w, (const char *)b.data, b.len);
    } else if (w->status == NN_OK) w->status = st;
    nn_buf_free(&name);
    nn_buf_free(&b);
}
NN_DEF void nn_json_raw(nn_json_writer *w, const char *json, size_t n)
{
    char *p = nni_jw_before(w, 0, n + 1);
    if (!p) return;
    memcpy(p, json, n);
    nni_jw_did(w, n);
}
NN_DEF void nn_json_string(nn_json_writer *w, const char *s)
{
    if (s) nn_json_stringn(w, s, strlen(s));
    else nn_json_null(w);
}
NN_DEF void nn_json_null(nn_json_writer *w) { nn_json_raw(w, "null", 4); }
NN_DEF void nn_json_bool(nn_json_writer *w, int v)
{
    if (v) nn_json_raw(w, "true", 4);
    else nn_json_raw(w, "false", 5);
}
NN_DEF void nn_json_i64(nn_json_writer *w, int64_t v)
{
    char *p = nni_jw_before(w, 0, NN_NUM_BYTES);
    if (p) nni_jw_did(w, nn_i64_print(p, v));
}
NN_DEF void nn_json_u64(nn_json_writer *w, uint64_t v)
{
    char *p = nni_jw_before(w, 0, NN_NUM_BYTES);
    if (p) nni_jw_did(w, nn_u64_print(p, v));
}
/* 1 when v was no finite number and the policy has dealt with it */
NNI_FN int nni_jw_nonfinite(nn_json_writer *w, double v)
{
    const char *t;
    if (v - v == 0) return 0;
    t = v != v ? "NaN" : v > 0 ? "Infinity" : "-Infinity";
    if (w->nan == NN_JSON_NAN_NULL) nn_json_null(w);
    else if (w->nan == NN_JSON_NAN_STRING) nn_json_stringn(w, t, strlen(t));
    else if (w->nan == NN_JSON_NAN_PYTHON) nn_json_raw(w, t, strlen(t));
    else nni_jw_fail(w, NN_E_NONFINITE, "a number is not finite");
    return 1;
}
NN_DEF void nn_json_f64(nn_json_writer *w, double v)
{
    char *p;
    if (nni_jw_nonfinite(w, v)) return;
    p = nni_jw_before(w, 0, NN_NUM_BYTES);
    if (p) nni_jw_did(w, nn_f64_print(p, v));
}
NN_DEF void nn_json_f32(nn_json_writer *w, float v)
{
    char *p;
    if (nni_jw_nonfinite(w, (double)v)) return;
    p = nni_jw_before(w, 0, NN_NUM_BYTES);
    if (p) nni_jw_did(w, nn_f32_print(p, v));
}
NN_DEF void nn_json_rounded(nn_json_writer *w, double v, int decimals)
{
    nn_json_f64(w, nn_f64_round(v, decimals));
}
/* an array on one line whatever the indent: compact with ", " between */
NNI_FN void nni_jw_flat(nn_json_writer *w, int begin, int *indent, int *spaced)
{
    if (begin) {
        nn_json_begin_array(w);
        *indent = w->indent;
        *spaced = w->spaced;
        if (w->indent > 0) w->spaced = 1;
        w->indent = 0;
    } else {
        nn_json_end(w);
        w->indent = *indent;
        w->spaced = *spaced;
    }
}
NN_DEF void nn_json_elem(nn_json_writer *w, const nn_tensor *t, size_t i)
{
    int64_t s = 0;
    uint64_t u = 0;
    float f = 0;
    double d = 0, z[2];
    float zf[2];
    int a, b;
    switch (nni_elem(t, i, &s, &u, &f, &d)) {
    case 'i': nn_json_i64(w, s); break;
    case 'u': nn_json_u64(w, u); break;
    case 'f': nn_json_f32(w, f); break;
    case 'd': nn_json_f64(w, d); break;
    case 'b': nn_json_bool(w, (int)u); break;
    case 'c':                                        /* [re, im] */
        nni_jw_flat(w, 1, &a, &b);
        if (t->dtype == NN_C64) {
            memcpy(zf, (const unsigned char *)t->data + 8 * i, 8);
            nn_json_f32(w, zf[0]);
            nn_json_f32(w, zf[1]);
        } else {
            memcpy(z, (const unsigned char *)t->data + 16 * i, 16);
            nn_json_f64(w, z[0]);
            nn_json_f64(w, z[1]);
        }
        nni_jw_flat(w, 0, &a, &b);
        break;
    case 't': {
        size_t n = nn_tensor_text(t, i, NULL, 0);
        char small[256], *p = n < sizeof small ? small : (char *)nn_mem_alloc(n + 1, &w->buf->alloc);
        if (!p) { nni_jw_fail(w, NN_E_NOMEM, "out of memory"); break; }
        (void)nn_tensor_text(t, i, p, n + 1);
        nn_json_stringn(w, p, n);
        if (p != small) nn_mem_free(p, n + 1, &w->buf->alloc);
        break; }
    default: nni_jw_fail(w, NN_E_ARG, "a tensor without a type");
    }
}
NNI_FN void nni_jw_flat_row(nn_json_writer *w, const nn_tensor *t, size_t first, size_t n)
{
    size_t i;
    int a, b;
    nni_jw_flat(w, 1, &a, &b);
    for (i = first; i < first + n; i++) nn_json_elem(w, t, i);
    nni_jw_flat(w, 0, &a, &b);
}
NNI_FN void nni_jw_numbers(nn_json_writer *w, const void *v, nn_dtype dt, size_t n)
{
    nn_tensor t = nn_tensor_view((void *)(uintptr_t)v, dt, 1, &n);
    nni_jw_flat_row(w, &t, 0, n);
}
NN_DEF void nn_json_f64s(nn_json_writer *w, const double *v, size_t n) { nni_jw_numbers(w, v, NN_F64, n); }
NN_DEF void nn_json_f32s(nn_json_writer *w, const float *v, size_t n) { nni_jw_numbers(w, v, NN_F32, n); }
NN_DEF void nn_json_i64s(nn_json_writer *w, const int64_t *v, size_t n) { nni_jw_numbers(w, v, NN_I64, n); }
NN_DEF void nn_json_tensor(nn_json_writer *w, const nn_tensor *t)
{
    size_t at[NN_MAX_DIMS] = { 0 }, k = 0, i = 0, d;
    int indent = w->indent, spaced = w->spaced;
    if (!t->ndim) { nn_json_elem(w, t, 0); return; }
    for (;;) {
        /* open down to the rows; the innermost arrays stay on one line */
        for (d = k; d < t->ndim; d++) {
            nn_json_begin_array(w);
            at[d] = 0;
            if (!t->shape[d]) { d++; break; }
        }
        k = d;
        if (k == t->ndim && t->shape[k - 1]) {
            if (indent > 0) w->spaced = 1;
            w->indent = 0;
            for (at[k - 1] = 0; at[k - 1] < t->shape[k - 1] && w->status == NN_OK; at[k - 1]++)
                nn_json_elem(w, t, i++);
        }
        w->indent = k == t->ndim ? 0 : indent;
        for (;;) {
            nn_json_end(w);
            w->indent = indent;
            w->spaced = spaced;
            k--;
            if (!k) return;
            if (w->status != NN_OK) return;
            if (++at[k - 1] < t->shape[k - 1]) break;
        }
    }
}
NN_DEF void nn_json_value(nn_json_writer *w, const nn_json *v)
{
    const nn_json *stack[NN_JSON_MAX_DEPTH];
    size_t depth = 0;
    if (!v) { nn_json_null(w); return; }
    for (;;) {
        if (depth && v->key) nni_jw_key(w, v->key, v->key_len);
        switch (v->type) {
        case NN_JSON_NULL: nn_json_null(w); break;
        case NN_JSON_BOOL: nn_json_bool(w, v->v.i != 0); break;
        case NN_JSON_INT: nn_json_i64(w, v->v.i); break;
        case NN_JSON_UINT: nn_json_u64(w, v->v.u); break;
        case NN_JSON_REAL: nn_json_f64(w, v->v.d); break;
        case NN_JSON_STRING: nn_json_stringn(w, v->v.s, v->n); break;
        case NN_JSON_ARRAY: case NN_JSON_OBJECT:
            nni_jw_begin(w, v->type == NN_JSON_OBJECT);
            if (w->status != NN_OK || depth >= NN_JSON_MAX_DEPTH) {
                nni_jw_fail(w, NN_E_LIMIT, "nested too deep");
                return;
            }
            if (v->v.first) { stack[depth++] = v; v = v->v.first; continue; }
            nn_json_end(w);
            break;
        }
        while (depth && !v->next) { v = stack[--depth]; nn_json_end(w); }
        if (!depth || w->status != NN_OK) return;
        v = v->next;
    }
}
NN_DEF nn_status nn_json_finish(nn_json_writer *w, nn_error *err)
{
    nn_status s = w->status;
    const char *why = w->why;
    if (s == NN_OK && (w->depth || !w->done)) {
        s = NN_E_ARG;
        why = w->depth ? "something is still open" : "nothing was written";
    }
    if (s == NN_OK && w->lines) {
        char *p = nni_jw_room(w, 1);
        if (p) { *p = '\n'; nni_jw_did(w, 1); }
        s = w->status;
        why = w->why;
    }
    w->status = NN_OK;                               /* ready for another value */
    w->depth = 0;
    w->done = w->have_key = 0;
    return s == NN_OK ? NN_OK : nn_error_set(err, s, "json: %s", why ? why : "failed");
}
#endif /* NN_NO_JSON */

/* ---- [YAML] ------------------------------------------------------------- */
#ifndef NN_NO_YAML
/* A line at a time, block structure by column. Depth is bounded by NNI_YAML_DEPTH, so the recursion
 * is too. */
#define NNI_YAML_DEPTH 100
typedef struct nni_yp {
    const char *s, *p, *end, *line_start, *name;
    size_t line;
    nn_arena *arena;
    nn_error *err;
    nn_yaml_warning **warn;        /* where the next warning goes; NULL = not wanted */
    int depth;
} nni_yp;
NNI_FN nn_status nni_yp_fail_at(nni_yp *y, nn_status s, size_t line, size_t col, size_t offset,
                                const char *fmt, const char *a)
{
    char name[64], msg[160];
    (void)snprintf(msg, sizeof msg, fmt, a);
    return nn_error_at(y->err, s, offset, line, col, "%s:%zu:%zu: %s", nni_name(name, y->name),
                       line, col, msg);
}
NNI_FN nn_status nni_yp_fail(nni_yp *y, nn_status s, const char *fmt, const char *a)
{
    return nni_yp_fail_at(y, s, y->line, (size_t)(y->p - y->line_start) + 1, (size_t)(y->p - y->s), fmt, a);
}
NNI_FN nn_status nni_yp_format(nni_yp *y, const char *msg)
{
    return nni_yp_fail(y, NN_E_FORMAT, "%s", msg);
}
NNI_FN nn_status nni_yp_got(nni_yp *y, const char *fmt)
{
    char b[16];
    return nni_yp_fail(y, NN_E_FORMAT, fmt,
                       y->p < y->end && (*y->p == '\n' || *y->p == '\r') ?
                           "the end of the line" :
                           nni_byte_text(b, y->p, y->end));
}
NNI_FN nn_status nni_yp_memory(nni_yp *y)
{
    return nni_yp_fail(y, y->arena->at_limit ? NN_E_LIMIT : NN_E_NOMEM, "%s",
                       y->arena->at_limit ? "the document needs more memory than its limit" :
                                            "out of memory");
}
NNI_FN nn_json *nni_yp_node(nni_yp *y, nn_json_type t)
{
    nn_json *v = nn_json_new(y->arena, t, NULL);
    if (v) { v->line = (uint32_t)y->line; v->col = (uint32_t)(y->p - y->line_start) + 1; }
    return v;
}
NNI_FN int nni_yp_eol(const nni_yp *y) { return y->p >= y->end || *y->p == '\n' || *y->p == '\r'; }
NNI_FN int nni_yp_gap(const char *p, const char *end)
{
    return p >= end || *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r';
}
NNI_FN void nni_yp_blanks(nni_yp *y) { while (y->p < y->end && (*y->p == ' ' || *y->p == '\t')) y->p++; }
NNI_FN void nni_yp_newline(nni_yp *y)               /* at the end of a line: to the next one */
{
    if (y->p < y->end && *y->p == '\r') y->p++;
    if (y->p < y->end && *y->p == '\n') y->p++;
    y->line++;
    y->line_start = y->p;
}
/* The rest of a line must be blank or a comment; steps to the next line. */
NNI_FN nn_status nni_yp_line_end(nni_yp *y)
{
    nni_yp_blanks(y);
    if (y->p < y->end && *y->p == '#' &&
        (y->p == y->line_start || y->p[-1] == ' ' || y->p[-1] == '\t'))
        while (!nni_yp_eol(y)) y->p++;
    if (!nni_yp_eol(y)) return nni_yp_got(y, "expected the end of the line, got %s");
    nni_yp_newline(y);
    return NN_OK;
}
NNI_FN int nni_yp_marker(const nni_yp *y, const char *m)
{
    return y->p == y->line_start && y->end - y->p >= 3 && memcmp(y->p, m, 3) == 0 &&
           nni_yp_gap(y->p + 3, y->end);
}
/* From the start of a line to the next line with content: *col its indent (0 based), -1 at the end. */
NNI_FN nn_status nni_yp_content(nni_yp *y, long *col)
{
    for (;;) {
        const char *q;
        *col = -1;
        if (y->p >= y->end) return NN_OK;
        if (nni_yp_marker(y, "---"))
            return nni_yp_fail(y, NN_E_UNSUPPORTED, "%s",
                               "several documents in one file are not supported");
        if (nni_yp_marker(y, "...")) {
            y->p += 3;
            { nn_status s = nni_yp_line_end(y); if (s != NN_OK) return s; }
            for (;;) {
                nni_yp_blanks(y);
                if (y->p < y->end && *y->p == '#') while (!nni_yp_eol(y)) y->p++;
                if (y->p >= y->end) return NN_OK;
                if (!nni_yp_eol(y))
                    return nni_yp_fail(y, NN_E_UNSUPPORTED, "%s",
                                       "several documents in one file are not supported");
                nni_yp_newline(y);
            }
        }
        while (y->p < y->end && *y->p == ' ') y->p++;
        q = y->p;
        nni_yp_blanks(y);
        if (y->p < y->end && *y->p == '#') while (!nni_yp_eol(y)) y->p++;
        if (nni_yp_eol(y)) { nni_yp_newline(y); continue; }
        if (y->p > q) { y->p = q; return nni_yp_format(y, "a tab in the indentation, expected spaces"); }
        *col = (long)(y->p - y->line_start);
        return NN_OK;
    }
}
NNI_FN nn_status nni_yp_warn(nni_yp *y, const char *at, const char *fmt, const char *text)
{
    nn_yaml_warning *w;
    if (!y->warn) return NN_OK;
    w = (nn_yaml_warning *)nni_arena_quick(y->arena, sizeof *w);
    if (!w) return nni_yp_memory(y);
    w->next = NULL;
    w->line = y->line;
    w->col = (size_t)(at - y->line_start) + 1;
    (void)snprintf(w->msg, sizeof w->msg, fmt, text);
    *y->warn = w;
    y->warn = &w->next;
    return NN_OK;
}
/* What YAML 1.1 makes of a plain scalar that is text (or another number) in 1.2; NULL = the same. */
NNI_FN const char *nni_yaml_trap(const char *s, size_t n)
{
    size_t i, k = n && (*s == '-' || *s == '+') ? 1 : 0, under = 0, colon = 0, dots = 0, other = 0;
    if (nni_is_one_of(s, n, "yes Yes YES on On ON"))
        return "'%s' is text here but true in YAML 1.1: write true, or quote it";
    if (nni_is_one_of(s, n, "no No NO off Off OFF"))
        return "'%s' is text here but false in YAML 1.1: write false, or quote it";
    if (k == n || (unsigned)(s[k] - '0') >= 10u) return NULL;
    if (n - k > 2 && s[k] == '0' && s[k + 1] == 'b') {
        for (i = k + 2; i < n && (s[i] == '0' || s[i] == '1' || s[i] == '_'); i++) { }
        return i == n ? "'%s' is text here but a binary number in YAML 1.1" : NULL;
    }
    for (i = k; i < n; i++) {
        if (s[i] == '_') under++;
        else if (s[i] == ':') colon++;
        else if (s[i] == '.') dots++;
        else if ((unsigned)(s[i] - '0') >= 10u) other++;
    }
    if (other || dots > 1) return NULL;
    if (colon && s[n - 1] != ':') return "'%s' is text here but a number in base 60 in YAML 1.1: quote it";
    if (under) return "'%s' is text here but a number in YAML 1.1: leave out the underscores";
    if (n - k > 1 && s[k] == '0' && !dots)
        return "'%s' is decimal here but octal in YAML 1.1: drop the leading 0, or quote it";
    return NULL;
}
/* The 1.2 core schema for a plain scalar [p, p + n): 0 = a string, else v is filled. -1 = a number
 * out of range. */
NNI_FN int nni_yaml_resolve(const char *p, size_t n, nn_json *v)
{
    size_t k = n && (*p == '-' || *p == '+') ? 1 : 0, i;
    nni_dec d;
    if (!n || nni_is_one_of(p, n, "~ null Null NULL")) { v->type = NN_JSON_NULL; return 1; }
    if (nni_is_one_of(p, n, "true True TRUE false False FALSE")) {
        v->type = NN_JSON_BOOL;
        v->v.i = (*p | 32) == 't';
        return 1;
    }
    if (nni_is_one_of(p + k, n - k, ".inf .Inf .INF")) {
        v->type = NN_JSON_REAL;
        v->v.d = nni_bits_f64((uint64_t)(*p == '-' ? 0xfff0 : 0x7ff0) << 48);
        return 1;
    }
    if (nni_is_one_of(p, n, ".nan .NaN .NAN")) {
        v->type = NN_JSON_REAL;
        v->v.d = nni_bits_f64((uint64_t)0x7ff8 << 48);
        return 1;
    }
    if (n > 2 && p[0] == '0' && (p[1] == 'o' || p[1] == 'x')) {
        uint64_t u = 0;
        for (i = 2; i < n; i++) {
            unsigned c = (unsigned char)p[i], dgt = c - '0' < 10u       ? c - '0' :
                                                    (c | 32) - 'a' < 6u ? (c | 32) - 'a' + 10 :
                                                                          99;
            if (dgt >= (p[1] == 'o' ? 8u : 16u)) return 0;
            if (u >> (p[1] == 'o' ? 61 : 60)) return -1;
            u = u << (p[1] == 'o' ? 3 : 4) | dgt;
        }
        v->type = u > (uint64_t)INT64_MAX ? NN_JSON_UINT : NN_JSON_INT;
        v->v.u = u;
        return 1;
    }
    if (nni_scan_dec(p, n, &d) != n) return 0;
    if (d.end == p + n && d.last == 0 && p[n - 1] != '.') {
        if (nn_i64_parse(p, n, &v->v.i) == n) { v->type = NN_JSON_INT; return 1; }
        if (nn_u64_parse(p, n, &v->v.u) == n) { v->type = NN_JSON_UINT; return 1; }
    }
    v->type = NN_JSON_REAL;
    (void)nn_f64_parse(p, n, &v->v.d);
    return v->v.d - v->v.d != 0 ? -1 : 1;
}
NNI_FN nn_status nni_yp_string(nni_yp *y, nn_json *v, const char *s, size_t n)
{
    char *t = (char *)nni_arena_quick(y->arena, n + 1);
    if (!t) return nni_yp_memory(y);
    if (n) memcpy(t, s, n);
    t[n] = 0;
    v->type = NN_JSON_STRING;
    v->v.s = t;
    v->n = n;
    return NN_OK;
}
/* Behind the last text of a line: over its end and the empty lines that follow, to the next text; their
 * number is in *breaks. 0: the text or a document ends here. *col: the spaces before the next text. */
NNI_FN int nni_yp_next_line(nni_yp *y, size_t *breaks, long *col)
{
    *breaks = 0;
    do {
        if (y->p >= y->end || !nni_yp_eol(y)) return 0;
        nni_yp_newline(y);
        ++*breaks;
        if (nni_yp_marker(y, "---") || nni_yp_marker(y, "...")) return 0;
        while (y->p < y->end && *y->p == ' ') y->p++;
        *col = (long)(y->p - y->line_start);
        nni_yp_blanks(y);
    } while (y->p >= y->end || nni_yp_eol(y));
    return 1;
}
/* a line's end in a folded text is a blank, n empty lines are n line feeds */
NNI_FN char *nni_yp_fold(char *o, size_t breaks)
{
    if (breaks == 1) *o++ = ' ';
    for (; breaks > 1; breaks--) *o++ = '\n';
    return o;
}
#define NNI_YP_ONE_LINE (-2L)              /* a key */
/* At a quote: the text in the arena; stops behind the closing quote. Its further lines are indented
 * more than `parent`. */
NNI_FN nn_status nni_yp_quoted(nni_yp *y, long parent, char **out, size_t *len)
{
    const char *start = ++y->p, *q;
    const size_t line = y->line, col = (size_t)(start - y->line_start), at = (size_t)(start - 1 - y->s);
    char quote = start[-1], *t, *o, *keep;             /* keep: blanks behind it fall at a line's end */
    size_t more = 0;                                 /* \L and \P become three bytes; every other
                                                        escape shrinks or stays */
    uint32_t u, lo;
    /* the closing quote bounds the memory */
    for (q = start; q < y->end && (parent != NNI_YP_ONE_LINE || (*q != '\n' && *q != '\r')); q++) {
        if (*q == '\\' && quote == '"' && q + 1 < y->end) { q++; more += *q == 'L' || *q == 'P'; }
        else if (*q == quote) { if (quote == '\'' && q + 1 < y->end && q[1] == '\'') q++; else break; }
    }
    if (q >= y->end || *q != quote) {
        y->p = start - 1;
        return nni_yp_format(y, parent == NNI_YP_ONE_LINE ? "the closing quote is not on this line" :
                                                            "the closing quote is missing");
    }
    t = o = keep = (char *)nni_arena_quick(y->arena, (size_t)(q - start) + more + 1);
    if (!t) return nni_yp_memory(y);
    while (y->p < q) {
        static const char esc[] = "0abtnvfre \"/\\N_LP\t";
        static const unsigned short val[] = { 0,  7,  8,  9,  10,   11,   12,     13,     27,
                                              32, 34, 47, 92, 0x85, 0xA0, 0x2028, 0x2029, 9 };
        const char *e;
        int i, digits;
        const int escape = *y->p == '\\' && quote == '"';
        if (escape) y->p++;
        if (nni_yp_eol(y)) {                         /* folded; behind a backslash nothing is left of it */
            size_t breaks;
            long spaces;
            if (!nni_yp_next_line(y, &breaks, &spaces))
                return nni_yp_fail_at(y, NN_E_FORMAT, line, col, at, "%s", "the closing quote is missing");
            if (spaces <= parent)
                return nni_yp_format(y, "a quoted text goes on at the indent of what holds it");
            if (!escape) o = nni_yp_fold(keep, breaks);
            else for (; breaks > 1; breaks--) *o++ = '\n';
            keep = o;
            continue;
        }
        if (!escape) {
            if (*y->p == '\'' && quote == '\'') y->p++;
            *o++ = *y->p++;
            if (o[-1] != ' ' && o[-1] != '\t') keep = o;
            continue;
        }
        e = *y->p ? strchr(esc, *y->p) : NULL;
        if (e) { o += nn_utf8_put(o, val[e - esc]); keep = o; y->p++; continue; }
        digits = *y->p == 'x' ? 2 : *y->p == 'u' ? 4 : *y->p == 'U' ? 8 : 0;
        if (!digits) return nni_yp_got(y, "expected an escape, got %s");
        y->p++;
        for (i = 0, u = 0; i < digits; i++) {
            unsigned c = y->p + i < q ? (unsigned char)y->p[i] : 0,
                     d = c - '0' < 10u       ? c - '0' :
                         (c | 32) - 'a' < 6u ? (c | 32) - 'a' + 10 :
                                               99;
            if (d > 15) { y->p += i; return nni_yp_got(y, "expected a hex digit, got %s"); }
            u = u << 4 | d;
        }
        y->p += digits;
        if (digits == 4 && u >= 0xD800 && u < 0xDC00 && q - y->p >= 6 && y->p[0] == '\\' &&
            y->p[1] == 'u' && nni_hex4(y->p + 2, q, &lo) && lo >= 0xDC00 && lo < 0xE000) {
            u = 0x10000 + ((u - 0xD800) << 10) + (lo - 0xDC00);
            y->p += 6;
        }
        if (u > 0x10FFFF || (u >= 0xD800 && u < 0xE000))
            return nni_yp_format(y, "the escape is not a character");
        o += nn_utf8_put(o, u);
        keep = o;
    }
    *o = 0;
    *out = t;
    *len = (size_t)(o - t);
    y->p = q + 1;
    return NN_OK;
}
/* Refuse what may not or must not start a plain scalar. */
NNI_FN nn_status nni_yp_start(nni_yp *y)
{
    const char *why = NULL;
    switch (*y->p) {
    case '&': why = "anchors are not supported"; break;
    case '*': why = "aliases are not supported"; break;
    case '!': why = "tags are not supported"; break;
    case '%':
        if (y->p == y->line_start) {
            why = "directives are not supported";
            break;
        }
        return nni_yp_format(y, "a plain value must not start with '%'");
    case '@': case '`': return nni_yp_got(y, "a plain value must not start with %s");
    case '|': case '>': return nni_yp_got(y, "a block of text cannot start here, got %s");
    case ',': case ']': case '}': case '#': return nni_yp_got(y, "expected a value, got %s");
    case '?': if (nni_yp_gap(y->p + 1, y->end)) why = "'? ' keys are not supported"; break;
    case ':': if (nni_yp_gap(y->p + 1, y->end)) return nni_yp_format(y, "expected a key before ':'"); break;
    case '-': if (nni_yp_gap(y->p + 1, y->end)) return nni_yp_format(y, "a list cannot start here"); break;
    }
    return why ? nni_yp_fail(y, NN_E_UNSUPPORTED, "%s", why) : NN_OK;
}
/* The extent of a plain scalar from y->p (start checked): returns its length without trailing blanks. */
NNI_FN size_t nni_yp_plain(const nni_yp *y, int flow)
{
    const char *q = y->p, *last = y->p;
    for (; q < y->end && *q != '\n' && *q != '\r'; q++) {
        if (*q == ':' && (nni_yp_gap(q + 1, y->end) || (flow && strchr(",[]{}", q[1])))) break;
        if (*q == '#' && q > y->p && (q[-1] == ' ' || q[-1] == '\t')) break;
        if (flow && strchr(",[]{}", *q)) break;
        if (*q != ' ' && *q != '\t') last = q + 1;
    }
    return (size_t)(last - y->p);
}
/* Is there a key at y->p? Quoted or plain scalar and ':' and a gap, all on this line. */
NNI_FN int nni_yp_is_key(const nni_yp *y)
{
    const char *q = y->p;
    if (*q == '"' || *q == '\'') {
        char quote = *q++;
        for (; q < y->end && *q != '\n'; q++) {
            if (*q == '\\' && quote == '"') { if (++q >= y->end) return 0; }
            else if (*q == quote) { if (quote == '\'' && q + 1 < y->end && q[1] == '\'') q++; else break; }
        }
        if (q >= y->end || *q != quote) return 0;
        q++;
    } else if (*q == '[' || *q == '{') return 0;
    else q += nni_yp_plain(y, 0);
    while (q < y->end && (*q == ' ' || *q == '\t')) q++;
    return q < y->end && *q == ':' && nni_yp_gap(q + 1, y->end);
}
/* Does a plain scalar go on in the next line? Then y->p is where. What might be meant otherwise, a key, a
 * list, the start of a quoted text or of another value, does not continue one of block style. */
NNI_FN int nni_yp_goes_on(nni_yp *y, long parent, int flow, size_t *breaks)
{
    long col;
    nni_yp_blanks(y);
    if (!nni_yp_next_line(y, breaks, &col)) return 0;
    if (*y->p == '#') return 0;
    if (*y->p == ':' && (nni_yp_gap(y->p + 1, y->end) || (flow && strchr(",[]{}", y->p[1])))) return 0;
    if (flow) return strchr(",[]{}", *y->p) == NULL;
    return col > parent && col == (long)(y->p - y->line_start) && !strchr("[]{}&*!|>'\"%@`", *y->p) &&
           !(strchr("-?", *y->p) && nni_yp_gap(y->p + 1, y->end)) && !nni_yp_is_key(y);
}
/* At a plain scalar (start checked): its value, of this line and of those in which it goes on; parent:
 * NNI_YP_ONE_LINE = it does not. */
NNI_FN nn_status nni_yp_plain_value(nni_yp *y, nn_json *v, long parent, int flow)
{
    const char *text = y->p, *trap;
    const nni_yp start = *y;
    nni_yp last;
    char b[64], *t, *o;
    nn_status s = NN_OK;
    size_t n = nni_yp_plain(y, flow), room = n, breaks, lines = 1;
    int r;
    y->p += n;
    last = *y;
    while (parent != NNI_YP_ONE_LINE && nni_yp_goes_on(y, parent, flow, &breaks)) {
        size_t more = nni_yp_plain(y, flow);
        room += breaks + more;
        y->p += more;
        last = *y;
        lines++;
    }
    if (lines > 1) {
        if ((t = o = (char *)nni_arena_quick(y->arena, room + 1)) == NULL) return nni_yp_memory(y);
        memcpy(o, text, n);
        o += n;
        *y = start;
        for (y->p += n; --lines; y->p += n) {
            (void)nni_yp_goes_on(y, parent, flow, &breaks);
            n = nni_yp_plain(y, flow);
            o = nni_yp_fold(o, breaks);
            memcpy(o, y->p, n);
            o += n;
        }
        text = t;
        n = (size_t)(o - t);
    }
    *y = start;                                      /* what is said of it is said of its beginning */
    trap = nni_yaml_trap(text, n);
    r = nni_yaml_resolve(text, n, v);
    if (r < 0)
        return nni_yp_fail(y, NN_E_FORMAT, "number '%s' is out of range", nn_text_brief(b, text, n));
    if (trap) s = nni_yp_warn(y, y->p, trap, nn_text_brief(b, text, n));
    if (s == NN_OK && r == 0) s = nni_yp_string(y, v, text, n);
    last.warn = y->warn;
    *y = last;
    return s;
}
/* Link a member; its place is that of its key. `tail` is where the next member goes. */
NNI_FN void nni_yp_member(nn_json *map, nn_json ***tail, nn_json *v, const char *key, size_t n,
                          size_t line, size_t col)
{
    v->key = key;
    v->key_len = (uint32_t)n;
    v->next = NULL;
    **tail = v;
    *tail = &v->next;
    map->n++;
    v->line = (uint32_t)line;
    v->col = (uint32_t)col;
}
NNI_FN nn_status nni_yp_map_end(nni_yp *y, nn_json *map)
{
    nn_json *first = NULL, *again;
    nn_status s = NN_OK;
    char b[64], msg[160];
    again = nni_json_twice(map, 0, &first, &y->arena->alloc, &s);
    if (s != NN_OK) return nni_yp_memory(y);
    if (!again) return NN_OK;
    (void)snprintf(msg, sizeof msg, "duplicate key '%s', the first is at line %u",
                   nn_text_brief(b, again->key, again->key_len), (unsigned)first->line);
    return nni_yp_fail_at(y, NN_E_FORMAT, again->line, again->col,
                          nni_text_byte(y->s, y->end, again->line, again->col), "%s", msg);
}
/* one list or map more is open; scalars do not count */
NNI_FN nn_status nni_yp_deeper(nni_yp *y)
{
    return ++y->depth > NNI_YAML_DEPTH ?
               nni_yp_fail(y, NN_E_LIMIT, "%s", "nested deeper than 100 levels") :
               NN_OK;
}
/* A key at y->p: quoted, or plain of n bytes. Stops behind it. */
NNI_FN nn_status nni_yp_key(nni_yp *y, int flow, char **key, size_t *len)
{
    nn_json k;
    nn_status s;
    const char *trap;
    char b[64];
    size_t n;
    if (*y->p == '"' || *y->p == '\'') return nni_yp_quoted(y, NNI_YP_ONE_LINE, key, len);
    if ((s = nni_yp_start(y)) != NN_OK) return s;
    n = nni_yp_plain(y, flow);
    if (n == 2 && memcmp(y->p, "<<", 2) == 0)
        return nni_yp_fail(y, NN_E_UNSUPPORTED, "%s", "merge keys are not supported");
    trap = nni_yaml_trap(y->p, n);
    if (trap && (s = nni_yp_warn(y, y->p, trap, nn_text_brief(b, y->p, n))) != NN_OK) return s;
    memset(&k, 0, sizeof k);
    s = nni_yp_string(y, &k, y->p, n);
    y->p += n;
    *key = k.v.s;
    *len = n;
    return s;
}
/* Inside [ ] and { }: blanks, comments, line breaks. y->p == y->end = it is never closed. */
NNI_FN void nni_yp_flow_gap(nni_yp *y)
{
    for (;;) {
        nni_yp_blanks(y);
        if (y->p < y->end && *y->p == '#' && (y->p == y->line_start || nni_yp_gap(y->p - 1, y->end)))
            while (!nni_yp_eol(y)) y->p++;
        if (y->p >= y->end || !nni_yp_eol(y)) return;
        nni_yp_newline(y);
        if (nni_yp_marker(y, "---") || nni_yp_marker(y, "...")) y->p = y->end;
    }
}
NNI_FN nn_status nni_yp_flow(nni_yp *y, nn_json **out);
/* one "key: value", "key:" or "key" of a map in [ ] or { }, which ends at `close` */
NNI_FN nn_status nni_yp_pair(nni_yp *y, nn_json *map, nn_json ***tail, char close)
{
    const size_t line = y->line, col = (size_t)(y->p - y->line_start) + 1;
    nn_json *c = NULL;
    char *key;
    size_t len;
    nn_status s;
    if (*y->p == '[' || *y->p == '{') return nni_yp_format(y, "a key must be a scalar");
    if ((s = nni_yp_key(y, 1, &key, &len)) != NN_OK) return s;
    nni_yp_flow_gap(y);
    if (y->p < y->end && *y->p == ':') {
        y->p++;
        nni_yp_flow_gap(y);
        if (y->p < y->end && *y->p != ',' && *y->p != close && (s = nni_yp_flow(y, &c)) != NN_OK) return s;
    }
    if (!c && (c = nni_yp_node(y, NN_JSON_NULL)) == NULL) return nni_yp_memory(y);
    nni_yp_member(map, tail, c, key, len, line, col);
    return NN_OK;
}
/* an item of [ ]; "key: value" is a map of that pair */
NNI_FN nn_status nni_yp_item(nni_yp *y, nn_json **out)
{
    const nni_yp before = *y;
    nn_json **tail;
    nn_status s = nni_yp_flow(y, out);
    if (s != NN_OK) return s;
    nni_yp_flow_gap(y);
    if (y->p >= y->end || *y->p != ':') return NN_OK;
    if ((*out)->type == NN_JSON_ARRAY || (*out)->type == NN_JSON_OBJECT)
        return nni_yp_format(y, "a key must be a scalar");
    if (y->line != before.line) return nni_yp_format(y, "the key of a map inside a list must be on one line");
    *y = before;                                     /* read again, as a key */
    if (y->warn) *y->warn = NULL;
    if ((s = nni_yp_deeper(y)) != NN_OK) return s;
    if ((*out = nni_yp_node(y, NN_JSON_OBJECT)) == NULL) return nni_yp_memory(y);
    tail = &(*out)->v.first;
    s = nni_yp_pair(y, *out, &tail, ']');
    y->depth--;
    return s;
}
NNI_FN nn_status nni_yp_flow(nni_yp *y, nn_json **out)
{
    nn_json *v, *c, **tail;
    const char open = *y->p, close = open == '[' ? ']' : '}';
    const size_t at_line = y->line, at_col = (size_t)(y->p - y->line_start) + 1,
                 at = (size_t)(y->p - y->s);
    char *key;
    size_t len;
    nn_status s = NN_OK;
    if (open != '[' && open != '{') {
        v = nni_yp_node(y, NN_JSON_NULL);
        if (!v) return nni_yp_memory(y);
        *out = v;
        if (open == '"' || open == '\'') {
            if ((s = nni_yp_quoted(y, -1, &key, &len)) != NN_OK) return s;
            v->type = NN_JSON_STRING;
            v->v.s = key;
            v->n = len;
            return NN_OK;
        }
        if ((s = nni_yp_start(y)) != NN_OK) return s;
        return nni_yp_plain_value(y, v, -1, 1);
    }
    if ((s = nni_yp_deeper(y)) != NN_OK) return s;
    v = nni_yp_node(y, open == '[' ? NN_JSON_ARRAY : NN_JSON_OBJECT);
    if (!v) return nni_yp_memory(y);
    tail = &v->v.first;
    y->p++;
    for (;;) {
        nni_yp_flow_gap(y);
        if (y->p >= y->end) break;
        if (*y->p == close) break;
        if (open == '[') {
            if ((s = nni_yp_item(y, &c)) != NN_OK) return s;
            *tail = c;
            tail = &c->next;
            v->n++;
        } else if ((s = nni_yp_pair(y, v, &tail, close)) != NN_OK) return s;
        nni_yp_flow_gap(y);
        if (y->p < y->end && *y->p == ',') { y->p++; continue; }
        if (y->p >= y->end || *y->p == close) break;
        return nni_yp_got(y, open == '[' ? "expected ',' or ']', got %s" : "expected ',' or '}', got %s");
    }
    if (y->p >= y->end)
        return nni_yp_fail_at(y, NN_E_FORMAT, at_line, at_col, at, "%s",
                              open == '[' ? "the list is not closed: expected ']'" :
                                            "the map is not closed: expected '}'");
    y->p++;
    y->depth--;
    if (open == '{' && (s = nni_yp_map_end(y, v)) != NN_OK) return s;
    *out = v;
    return NN_OK;
}
/* | and >: at the indicator; `parent` is the indent of what holds it. Ends at the start of the line
 * behind it. */
NNI_FN nn_status nni_yp_block_text(nni_yp *y, long parent, nn_json **out)
{
    nn_json *v = nni_yp_node(y, NN_JSON_STRING);
    int fold = *y->p == '>', chomp = 0, explicit_indent = 0, more = 0, have = 0;
    long indent = -1, blank = -1, col;
    size_t breaks = 0, i, room, line, deep_line = 0;
    const char *q, *deep = NULL;
    char *t, *o;
    nn_status s;
    if (!v) return nni_yp_memory(y);
    for (y->p++; y->p < y->end; y->p++) {
        if ((*y->p == '-' || *y->p == '+') && !chomp) chomp = *y->p == '-' ? -1 : 1;
        else if (*y->p >= '1' && *y->p <= '9' && !explicit_indent) explicit_indent = *y->p - '0';
        else break;
    }
    if ((s = nni_yp_line_end(y)) != NN_OK) return s;
    if (parent < 0) parent = -1;
    if (explicit_indent) indent = (parent < 0 ? 0 : parent) + explicit_indent;
    /* how far it reaches at most: to the first line that is indented less; that bounds the memory */
    for (q = y->p, room = 0, line = y->line; q < y->end; line++) {
        const char *b = q;
        while (q < y->end && *q == ' ') q++;
        col = (long)(q - b);
        if (q < y->end && (*q == '\n' || *q == '\r')) {
            if (indent < 0 && col > blank) { blank = col; deep = b; deep_line = line; }
        } else if (q < y->end) {
            if (indent < 0) {
                if (col <= parent) break;
                indent = col;
                if (blank > col)
                    return nni_yp_fail_at(y, NN_E_FORMAT, deep_line, (size_t)col + 1, (size_t)(deep + col - y->s),
                                          "%s", "a blank line indented more than the text that follows it");
            }
            if (col < indent) break;
            if (indent == 0 && q == b && q + 3 <= y->end &&
                (memcmp(q, "---", 3) == 0 || memcmp(q, "...", 3) == 0) && nni_yp_gap(q + 3, y->end))
                break;
        }
        while (q < y->end && *q != '\n') q++;
        if (q < y->end) q++;
        room += (size_t)(q - b) + 1;
    }
    if (indent < 0) indent = blank > parent ? blank : parent + 1;      /* blank lines only */
    t = o = (char *)nni_arena_quick(y->arena, room + 2);
    if (!t) return nni_yp_memory(y);
    for (;;) {                                       /* y->p at the start of a line */
        int spaced;
        for (col = 0; col < indent && y->p < y->end && *y->p == ' '; col++) y->p++;
        if (nni_yp_eol(y) && y->p < y->end) { breaks++; nni_yp_newline(y); continue; }
        if (y->p >= y->end || col < indent) break;
        if (indent == 0 && (nni_yp_marker(y, "---") || nni_yp_marker(y, "..."))) break;
        spaced = *y->p == ' ' || *y->p == '\t';
        if (have) {
            if (fold && !more && !spaced) { if (!breaks) *o++ = ' '; }
            else *o++ = '\n';
        }
        for (i = 0; i < breaks; i++) *o++ = '\n';
        breaks = 0;
        have = 1;
        more = spaced;
        while (!nni_yp_eol(y)) *o++ = *y->p++;
        if (y->p >= y->end) break;
        nni_yp_newline(y);
    }
    for (q = y->p; q < y->end && (*q == ' ' || *q == '\t'); q++) { }
    if (q > y->p && (q >= y->end || *q == '\n' || *q == '\r') && y->p < y->end && *y->p == '\t')
        return nni_yp_format(y, "a tab in the indentation, expected spaces");
    if (y->p > y->line_start && y->p < y->end) y->p = y->line_start;   /* a shorter line: not ours */
    if (have && chomp >= 0) *o++ = '\n';
    if (chomp > 0) for (i = 0; i < breaks; i++) *o++ = '\n';
    *o = 0;
    v->v.s = t;
    v->n = (size_t)(o - t);
    *out = v;
    return NN_OK;
}
/* A node whose first byte is at y->p, column `col` of its line, inside something indented by
 * `parent`. block: block lists and maps may start here. Ends at the start of a line. */
NNI_FN nn_status nni_yp_block(nni_yp *y, long col, long parent, int block, nn_json **out)
{
    nn_json *v, *c, **tail;
    nn_status s;
    long next;
    if (block && *y->p == '-' && nni_yp_gap(y->p + 1, y->end)) {
        if ((s = nni_yp_deeper(y)) != NN_OK) return s;
        v = nni_yp_node(y, NN_JSON_ARRAY);
        if (!v) return nni_yp_memory(y);
        tail = &v->v.first;
        do {
            nn_json *item;
            y->p++;
            c = nni_yp_node(y, NN_JSON_NULL);
            if (!c) return nni_yp_memory(y);
            item = c;
            while (y->p < y->end && *y->p == ' ') y->p++;
            if (y->p < y->end && *y->p == '\t') {
                const char *q = y->p;
                nni_yp_blanks(y);
                if (!nni_yp_eol(y) && *y->p != '#') {
                    y->p = q;
                    return nni_yp_format(y, "a tab after '-', expected a space");
                }
            }
            if (nni_yp_eol(y) || *y->p == '#') {
                if ((s = nni_yp_line_end(y)) != NN_OK || (s = nni_yp_content(y, &next)) != NN_OK) return s;
                if (next > col && (s = nni_yp_block(y, next, col, 1, &item)) != NN_OK) return s;
            } else if ((s = nni_yp_block(y, (long)(y->p - y->line_start), col, 1, &item)) != NN_OK)
                return s;
            *tail = item;
            tail = &item->next;
            v->n++;
            if (y->p == y->line_start || y->p >= y->end) {
                if ((s = nni_yp_content(y, &next)) != NN_OK) return s;
            } else next = (long)(y->p - y->line_start);
            if (next > col) return nni_yp_format(y, "indented more than the list it stands in");
        } while (next == col && *y->p == '-' && nni_yp_gap(y->p + 1, y->end));
        if (next == col && parent < col) return nni_yp_got(y, "expected '- ' or less indentation, got %s");
        y->depth--;
    } else if (block && nni_yp_is_key(y)) {
        if ((s = nni_yp_deeper(y)) != NN_OK) return s;
        v = nni_yp_node(y, NN_JSON_OBJECT);
        if (!v) return nni_yp_memory(y);
        tail = &v->v.first;
        do {
            char *key = NULL;
            size_t len = 0, line = y->line, kcol = (size_t)(y->p - y->line_start) + 1;
            if (*y->p == '-' && nni_yp_gap(y->p + 1, y->end))
                return nni_yp_format(y, "a list item between the keys of a map");
            if (!nni_yp_is_key(y)) {
                if ((s = nni_yp_start(y)) != NN_OK) return s;
                return nni_yp_format(y, "expected 'key: value'");
            }
            if ((s = nni_yp_key(y, 0, &key, &len)) != NN_OK) return s;
            nni_yp_blanks(y);
            y->p++;                                  /* the colon */
            nni_yp_blanks(y);
            c = nni_yp_node(y, NN_JSON_NULL);
            if (!c) return nni_yp_memory(y);
            if (nni_yp_eol(y) || (*y->p == '#' && (y->p[-1] == ' ' || y->p[-1] == '\t'))) {
                if ((s = nni_yp_line_end(y)) != NN_OK || (s = nni_yp_content(y, &next)) != NN_OK) return s;
                if (next > col || (next == col && *y->p == '-' && nni_yp_gap(y->p + 1, y->end))) {
                    /* a list may stand at its key's own indent */
                    if ((s = nni_yp_block(y, next, col, 1, &c)) != NN_OK) return s;
                }
            } else if ((s = nni_yp_block(y, (long)(y->p - y->line_start), col, 0, &c)) != NN_OK) return s;
            nni_yp_member(v, &tail, c, key, len, line, kcol);
            if (y->p == y->line_start || y->p >= y->end) {
                if ((s = nni_yp_content(y, &next)) != NN_OK) return s;
            } else next = (long)(y->p - y->line_start);
            if (next > col) return nni_yp_format(y, "indented more than the map it stands in");
        } while (next == col);
        if ((s = nni_yp_map_end(y, v)) != NN_OK) return s;
        y->depth--;
    } else {
        if (*y->p == '|' || *y->p == '>') s = nni_yp_block_text(y, parent, &v);
        else if (*y->p == '[' || *y->p == '{') {
            s = nni_yp_flow(y, &v);
            if (s == NN_OK) s = nni_yp_line_end(y);
        } else {
            char *t;
            size_t n;
            v = nni_yp_node(y, NN_JSON_NULL);
            if (!v) return nni_yp_memory(y);
            if (*y->p == '"' || *y->p == '\'') {
                s = nni_yp_quoted(y, parent, &t, &n);
                if (s == NN_OK) { v->type = NN_JSON_STRING; v->v.s = t; v->n = n; }
            } else {
                s = nni_yp_start(y);
                if (s == NN_OK) s = nni_yp_plain_value(y, v, parent < 0 ? NNI_YP_ONE_LINE : parent, 0);
            }
            if (s == NN_OK) {
                nni_yp_blanks(y);
                if (y->p < y->end && *y->p == ':')
                    return nni_yp_format(y, "a second ':' on this line: quote the value");
                s = nni_yp_line_end(y);
            }
        }
        if (s != NN_OK) return s;
        /* a line that is indented more would continue a plain scalar */
        if (block || parent >= 0) {
            const char *p = y->p, *ls = y->line_start;
            size_t line = y->line;
            if ((s = nni_yp_content(y, &next)) != NN_OK) return s;
            if (next > parent && parent >= 0 && next >= 0)
                return nni_yp_format(
                    y,
                    "a value does not go on like this: quote it on one line, or use | or >");
            y->p = p;
            y->line_start = ls;
            y->line = line;
        }
    }
    *out = v;
    return NN_OK;
}
NN_DEF nn_status nn_yaml_parse(nn_json **root, nn_arena *arena, const char *text, size_t n,
                               const char *name, nn_yaml_warning **warnings, nn_error *err)
{
    nni_yp y;
    nn_status s;
    nn_json *v;
    nn_yaml_warning *list = NULL;
    long col;
    memset(&y, 0, sizeof y);
    y.s = y.p = y.line_start = n ? text : "";
    y.end = y.s + n;
    y.name = name ? name : "yaml";
    y.line = 1;
    y.arena = arena;
    y.err = err;
    if (warnings) y.warn = &list;
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) y.p = y.line_start = text + 3;
    while (y.p < y.end) {                            /* the whole text must be printable UTF-8 */
        uint32_t c;
        size_t w = nn_utf8_get(y.p, (size_t)(y.end - y.p), &c);
        if (!w) return nni_yp_got(&y, "expected valid utf-8, got %s");
        if (c == 0x7f || c == 0xFEFF ||
            (c < 0x20 && c != '\t' && c != '\n' &&
             !(c == '\r' && y.p + 1 < y.end && y.p[1] == '\n')))
            return nni_yp_fail(&y, NN_E_FORMAT, "%s",
                               c == '\r' ? "a carriage return without a line feed" :
                                           "a control character");
        y.p += w;
        if (c == '\n') { y.line++; y.line_start = y.p; }
    }
    y.line = 1;
    y.p = y.line_start = y.s + (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0);
    for (;;) {                                       /* comments, then at most one --- */
        nni_yp_blanks(&y);
        if (y.p < y.end && *y.p == '#') while (!nni_yp_eol(&y)) y.p++;
        if (y.p >= y.end || !nni_yp_eol(&y)) break;
        nni_yp_newline(&y);
    }
    y.p = y.line_start;
    if (y.p < y.end && *y.p == '%')
        return nni_yp_fail(&y, NN_E_UNSUPPORTED, "%s", "directives are not supported");
    if (nni_yp_marker(&y, "---")) {
        y.p += 3;
        nni_yp_blanks(&y);
        if (!nni_yp_eol(&y) && *y.p != '#')
            return nni_yp_fail(&y, NN_E_UNSUPPORTED, "%s",
                               "content on the line of --- is not supported");
        if ((s = nni_yp_line_end(&y)) != NN_OK) return s;
    }
    if ((s = nni_yp_content(&y, &col)) != NN_OK) return s;
    if (col < 0) {
        v = nni_yp_node(&y, NN_JSON_NULL);
        if (!v) return nni_yp_memory(&y);
    } else {
        if ((s = nni_yp_block(&y, col, -1, 1, &v)) != NN_OK) return s;
        if (y.p == y.line_start || y.p >= y.end) { if ((s = nni_yp_content(&y, &col)) != NN_OK) return s; }
        else col = (long)(y.p - y.line_start);
        if (col >= 0)
            return nni_yp_format(&y, v->type == NN_JSON_OBJECT || v->type == NN_JSON_ARRAY ?
                                         "indented less than the first line" :
                                         "expected the end after the value");
    }
    *root = v;
    if (warnings) *warnings = list;
    return NN_OK;
}
NN_DEF nn_status nn_yaml_read(nn_json **root, nn_arena *arena, const char *path,
                              nn_yaml_warning **warnings, const nn_file_opts *opts, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_status s;
    if (opts) b.alloc = opts->alloc;
    s = nn_file_read(&b, path, opts, err);
    if (s == NN_OK)
        s = nn_yaml_parse(root, arena, (const char *)b.data, b.len,
                          opts && opts->name ? opts->name : path, warnings, err);
    nn_buf_free(&b);
    return s;
}

/* ---- writing */
/* Plain is only what both schemas take for text at a glance: a letter or _ first, then letters,
 * digits, _ . / - and single blanks. */
NNI_FN int nni_yaml_is_plain(const char *s, size_t n)
{
    size_t i;
    char low[8];
    if (!n || n > 200 || !((*s | 32) >= 'a' && (*s | 32) <= 'z') || s[n - 1] == ' ')
        return *s == '_' && n == 1 ? 1 : 0;
    for (i = 0; i < n; i++) {
        char c = s[i];
        if (!(((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '.' || c == '/' || c == '-' || (c == ' ' && s[i + 1] != ' '))) return 0;
    }
    if (n < sizeof low) {
        for (i = 0; i < n; i++) low[i] = (char)(s[i] | 32);
        if (nni_is_one_of(low, n, "null true false yes no on off y n")) return 0;
    }
    return 1;
}
NN_DEF nn_status nn_yaml_put_scalar(nn_buf *out, const char *s, size_t n, nn_error *err)
{
    size_t i, w, start = out->len;
    static const char plain[] = "\"\\\n\t\r";
    int printable = 1;
    nn_status st = NN_OK;
    if (nni_yaml_is_plain(s, n)) return nn_buf_put(out, s, n, err);
    for (i = 0; i < n; i += w) {
        uint32_t c;
        if ((w = nn_utf8_get(s + i, n - i, &c)) == 0)
            return nn_error_at(err, NN_E_ARG, i, 0, 0,
                               "yaml: byte %zu: a string that is not valid utf-8", i);
        if (c < 0x20 || c >= 0x7f || c == '\'') printable = 0;
    }
    st = nn_buf_put(out, printable ? "'" : "\"", 1, err);
    for (i = 0; i < n && st == NN_OK; i += w) {
        char t[12];
        const char *e;
        uint32_t c = 0;
        w = nn_utf8_get(s + i, n - i, &c);
        e = c && c < 0x80 ? strchr(plain, (int)c) : NULL;
        if (!printable && e) { t[0] = '\\'; t[1] = "\"\\ntr"[e - plain]; st = nn_buf_put(out, t, 2, err);
        } else if (c < 0x20 || (c >= 0x7f && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
                   c == 0xFEFF || c == 0xFFFE || c == 0xFFFF) {
            (void)nni_put_u16_escape(t, c);
            st = nn_buf_put(out, t, 6, err);
        } else st = nn_buf_put(out, s + i, w, err);
    }
    if (st == NN_OK) st = nn_buf_put(out, printable ? "'" : "\"", 1, err);
    if (st != NN_OK) out->len = start;
    return st;
}
NNI_FN nn_status nni_yaml_put_value(nn_buf *out, const nn_json *v, nn_error *err)
{
    char b[NN_NUM_BYTES + 4];
    size_t n, k;
    switch (v->type) {
    case NN_JSON_NULL: return nn_buf_text(out, "null", err);
    case NN_JSON_BOOL: return nn_buf_text(out, v->v.i ? "true" : "false", err);
    case NN_JSON_INT: (void)nn_i64_print(b, v->v.i); return nn_buf_text(out, b, err);
    case NN_JSON_UINT: (void)nn_u64_print(b, v->v.u); return nn_buf_text(out, b, err);
    case NN_JSON_REAL:
        if (v->v.d - v->v.d != 0)
            return nn_buf_text(out, v->v.d != v->v.d ? ".nan" : v->v.d > 0 ? ".inf" : "-.inf", err);
        n = nn_f64_print(b, v->v.d);
        if (!memchr(b, '.', n)) {                    /* 1e-05 is text in YAML 1.1: 1.0e-05 */
            for (k = 0; b[k] != 'e'; k++) { }
            memmove(b + k + 2, b + k, n - k + 1);
            b[k] = '.';
            b[k + 1] = '0';
        }
        return nn_buf_text(out, b, err);
    case NN_JSON_STRING: return nn_yaml_put_scalar(out, v->v.s, v->n, err);
    case NN_JSON_ARRAY: return nn_buf_text(out, "[]", err);
    case NN_JSON_OBJECT: return nn_buf_text(out, "{}", err);
    }
    return NN_OK;
}
NNI_FN nn_status nni_yaml_put(nn_buf *out, const nn_json *v, size_t indent, int after_dash, nn_error *err)
{
    const nn_json *c;
    nn_status s = NN_OK;
    size_t i, start = out->len;
    if (v->type >= NN_JSON_ARRAY && indent >= 2 * NNI_YAML_DEPTH)
        return nn_error_set(err, NN_E_LIMIT, "yaml: nested deeper than %d levels", NNI_YAML_DEPTH);
    if ((v->type != NN_JSON_ARRAY && v->type != NN_JSON_OBJECT) || !v->n) {
        s = nni_yaml_put_value(out, v, err);
        return s == NN_OK ? nn_buf_put(out, "\n", 1, err) : s;
    }
    if (v->type == NN_JSON_ARRAY && !after_dash && v->n <= 64) {   /* a short list of scalars: [1, 2, 3] */
        for (c = v->v.first; c && c->type < NN_JSON_ARRAY; c = c->next) { }
        if (!c) {
            s = nn_buf_put(out, "[", 1, err);
            for (c = v->v.first; c && s == NN_OK; c = c->next) {
                s = nni_yaml_put_value(out, c, err);
                if (s == NN_OK && c->next) s = nn_buf_put(out, ", ", 2, err);
            }
            if (s == NN_OK) s = nn_buf_put(out, "]\n", 2, err);
            if (s != NN_OK || out->len - start <= 120) return s;
            out->len = start;
        }
    }
    /* behind "key: ": a block starts on its own line */
    if (out->len && out->data[out->len - 1] == ' ' && !after_dash) {
        out->data[out->len - 1] = '\n';
    }
    for (c = v->v.first, i = 0; c && s == NN_OK; c = c->next, i++) {
        size_t k;
        if (i || !after_dash) for (k = 0; k < indent && s == NN_OK; k++) s = nn_buf_put(out, " ", 1, err);
        if (s == NN_OK && v->type == NN_JSON_OBJECT) s = nn_yaml_put_scalar(out, c->key, c->key_len, err);
        if (s == NN_OK) s = nn_buf_text(out, v->type == NN_JSON_OBJECT ? ": " : "- ", err);
        if (s == NN_OK) s = nni_yaml_put(out, c, indent + 2, v->type == NN_JSON_ARRAY, err);
    }
    return s;
}
NN_DEF nn_status nn_yaml_write(nn_buf *out, const nn_json *root, nn_error *err)
{
    size_t start = out->len;
    nn_status s = nni_yaml_put(out, root, 0, 0, err);
    if (s != NN_OK) out->len = start;
    return s;
}
#endif /* NN_NO_YAML */

/* ---- [DEFLATE] ---------------------------------------------------------- */
#ifndef NN_NO_DEFLATE
/* Inflate. One lookup in a table of 2^11 (distances: 2^8) entries answers most symbols; longer
 * codes go through a
 * second table behind it. An entry of 32 bits, whose low six bits say how many bits it takes:
 *   literals   bits 6..7 how many (1 to 3: short codes that follow each other share an entry), then
 *              their bytes from bit 8 on
 *   length or distance   base << 16 | code length << 8 | code length + extra bits
 *   special  bit 15 and: bit 14 second table (start << 16 | its bits << 8 | bits to drop), bit 13
 *              end of block, bit 12 no such code
 * so one shift drops a code and its extra bits together. The fast loop runs while 32 bytes of input
 * and 320 of output are left; the careful one does the rest a byte at a time and can stop anywhere,
 * holding fewer than 8 unread bits. */
#define NNI_LIT_BITS 11
#define NNI_DIST_BITS 8
#define NNI_LIT_ENOUGH 2400                /* 2342 is the most that 288 codes of up to 15 bits need at 11 */
#define NNI_DIST_ENOUGH 420                /* 402 for 32 codes at 8 */
#define NNI_Z_SPECIAL 0x8000u
#define NNI_Z_SUB 0x4000u
#define NNI_Z_END 0x2000u
#define NNI_Z_BAD 0x9000u
#define NNI_Z_LIT \
    0xC0u /* which bits tell literals from the rest; one literal is NNI_Z_LIT1 | byte << 8 */
#define NNI_Z_LIT1 0x40u
enum {
    NNI_ZS_HEAD, NNI_ZS_STORED_LEN, NNI_ZS_STORED, NNI_ZS_DYN, NNI_ZS_PRE, NNI_ZS_LENS,
    NNI_ZS_CODES, NNI_ZS_DIST, NNI_ZS_COPY, NNI_ZS_END
};
enum { NNI_ZR_DONE, NNI_ZR_INPUT, NNI_ZR_OUTPUT, NNI_ZR_BAD };
typedef struct nni_inf {
    uint64_t bits;
    unsigned n_bits;
    int state, last;
    unsigned n_lit, n_dist, n_pre, at;     /* of a dynamic header */
    size_t len, dist;                      /* stored bytes left, or a match in hand */
    const char *why;                       /* of NNI_ZR_BAD */
    unsigned char lens[320];
    uint32_t lit[NNI_LIT_ENOUGH], dst[NNI_DIST_ENOUGH];
} nni_inf;

/* Fill a decoding table from code lengths; base[s] is the entry of symbol s without its lengths,
 * `extra` its extra bits in bits 0..7. Returns NULL or what is wrong. single: one code of length 1
 * (or none at all) may stand alone. */
NNI_FN const char *nni_inf_table(uint32_t *table, unsigned primary, const unsigned char *lens,
                                 unsigned n, const uint32_t *base, int single)
{
    unsigned count[16] = { 0 }, offs[16], max = 0, i, code = 0, used = 1u << primary, sub_bits = 0,
             sub_at = 0, prefix = ~0u, brief = 0;
    uint16_t order[320];
    int left = 1;
    for (i = 0; i < n; i++) count[lens[i]]++;
    count[0] = 0;
    for (i = 1; i < 16; i++) {
        if (count[i]) max = i;
        left = left * 2 - (int)count[i];
        if (left < 0) return "over-subscribed code lengths";
    }
    if (left > 0) {
        if (!single || max > 1) return "incomplete code lengths";
        for (i = 0; i < used; i++) table[i] = NNI_Z_BAD;
    }
    for (offs[1] = 0, i = 1; i < 15; i++) offs[i + 1] = offs[i] + count[i];
    for (i = 0; i < n; i++) if (lens[i]) order[offs[lens[i]]++] = (uint16_t)i;
    n = offs[15];
    for (i = 0; i < n; i++) {
        unsigned s = order[i], len = lens[s], bit;
        uint32_t e = base[s], extra = e & 0xFF;
        if (len <= primary) {
            unsigned k;
            if (e & NNI_Z_LIT && len <= 5) brief += 32u >> len;
            e = (e & NNI_Z_LIT) || (e & NNI_Z_SPECIAL) ? e | len :
                                                         (e & ~0xFFFFu) | len << 8 | (len + extra);
            for (k = code; k < 1u << primary; k += 1u << len) table[k] = e;
        } else {
            unsigned k, drop = len - primary;
            if ((code & ((1u << primary) - 1)) != prefix) {
                int room;
                prefix = code & ((1u << primary) - 1);
                /* as wide as its codes need */
                for (sub_bits = drop, room = 1 << sub_bits; sub_bits + primary < max; ) {
                    room -= (int)count[sub_bits + primary];
                    if (room <= 0) break;
                    sub_bits++;
                    room *= 2;
                }
                sub_at = used;
                used += 1u << sub_bits;
                table[prefix] = NNI_Z_SPECIAL | NNI_Z_SUB | sub_at << 16 | sub_bits << 8 | primary;
            }
            e = (e & NNI_Z_LIT) || (e & NNI_Z_SPECIAL) ?
                    e | drop :
                    (e & ~0xFFFFu) | drop << 8 | (drop + extra);
            for (k = code >> primary; k < 1u << sub_bits; k += 1u << drop) table[sub_at + k] = e;
            count[len]--;
        }
        /* next code, bits reversed */
        for (bit = 1u << (len - 1); code & bit; bit >>= 1) {}
        code = bit ? (code & (bit - 1)) + bit : 0;
    }
    /* half the code space is literals of at most 5 bits: join neighbours, from the top, */
    if (brief >= 16 && primary == NNI_LIT_BITS)
        /* so that what follows (a smaller index) still stands alone */
        for (i = 1u << primary; i-- > 0; ) {
            uint32_t e = table[i], f, bits = e & 63;
            if (!(e & NNI_Z_LIT)) continue;
            f = table[i >> bits];
            if (!(f & NNI_Z_LIT) || bits + (f & 63) > primary) continue;
            e = (f & 0xFF00) << 8 | (e & 0xFF00) | 0x80u;
            bits += f & 63;
            f = table[i >> bits];
            if (f & NNI_Z_LIT && bits + (f & 63) <= primary) {
                e = (f & 0xFF00) << 16 | e | NNI_Z_LIT1;
                bits += f & 63;
            }
            table[i] = e | bits;
        }
    return NULL;
}
/* base entries: RFC 1951 section 3.2.5 */
NNI_FN void nni_inf_bases(uint32_t lit[288], uint32_t dst[32])
{
    unsigned i, base, extra;
    for (i = 0; i < 256; i++) lit[i] = NNI_Z_LIT1 | i << 8;
    lit[256] = NNI_Z_SPECIAL | NNI_Z_END;
    for (i = 257, base = 3; i < 285; i++) {
        extra = i < 265 ? 0 : (i - 261) / 4;
        lit[i] = base << 16 | extra;
        base += 1u << extra;
    }
    lit[285] = 258u << 16;
    lit[286] = lit[287] = NNI_Z_BAD;
    for (i = 0, base = 1; i < 30; i++) {
        extra = i < 4 ? 0 : i / 2 - 1;
        dst[i] = base << 16 | extra;
        base += 1u << extra;
    }
    dst[30] = dst[31] = NNI_Z_BAD;
}
NNI_FN const char *nni_inf_tables(nni_inf *z, int fixed)
{
    uint32_t lit[288], dst[32];
    const char *why;
    unsigned i;
    nni_inf_bases(lit, dst);
    if (fixed) {
        for (i = 0; i < 288; i++) z->lens[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        for (i = 0; i < 32; i++) z->lens[288 + i] = 5;
        z->n_lit = 288;
        z->n_dist = 32;
    }
    if (!fixed && z->lens[256] == 0) return "no end-of-block code";
    if ((why = nni_inf_table(z->lit, NNI_LIT_BITS, z->lens, z->n_lit, lit, 1)) != NULL) return why;
    return nni_inf_table(z->dst, NNI_DIST_BITS, z->lens + z->n_lit, z->n_dist, dst, 1);
}
NNI_FN void nni_inf_init(nni_inf *z)
{
    z->bits = 0;
    z->n_bits = 0;
    z->state = NNI_ZS_HEAD;
    z->last = 0;
    z->why = NULL;
}

/* The fast loop: whole symbols while both margins hold. Between two steps at least 56 bits are at
 * hand and e is the entry
 * of the next ones; it is looked up before the bytes of a match are copied, so that the copy hides
 * the wait for it. Only the low six bits of n mean anything: whole entries are subtracted from it. */
#define NNI_Z_FAST_IN 32                   /* a step takes at most 3 x 7 bytes and looks 8 ahead */
#define NNI_Z_FAST_OUT \
    320 /* 3 x 3 literals, 258 of a match, and 31 that a copy may write too far */
#define NNI_Z_REFILL() (bits |= nni_z_word(in) << (n & 63), in += (63 - n) >> 3 & 7, n |= 56)
#define NNI_Z_TAKE() (bits >>= (e & 63), n -= e)
#define NNI_Z_GIVE() do { nni_z_put32(out, e >> 8); out += e >> 6 & 3; } while (0)
#define NNI_Z_MASK(k) (((uint64_t)1 << (k)) - 1)
#if defined(__GNUC__) || defined(__clang__)
#define NNI_Z_INLINE __attribute__((always_inline)) NNI_FN inline
#else
#define NNI_Z_INLINE NNI_FN
#endif
NNI_FN uint64_t nni_z_word(const void *p)
{
    uint64_t v;
    if (nni_big_endian()) return nni_le64(p);
    memcpy(&v, p, 8);
    return v;
}
NNI_FN void nni_z_put64(void *p, uint64_t v)
{
    if (nni_big_endian()) nni_put_le64(p, v);
    else memcpy(p, &v, 8);
}
NNI_FN void nni_z_put32(void *p, uint32_t v)
{
    if (nni_big_endian()) nni_put_le32(p, v);
    else memcpy(p, &v, 4);
}
typedef int (*nni_inf_loop)(nni_inf *z, const unsigned char **in_p, const unsigned char *in_end,
                            const unsigned char *base, unsigned char **out_p,
                            unsigned char *out_end);
NNI_Z_INLINE int nni_inf_fast(nni_inf *z, const unsigned char **in_p, const unsigned char *in_end,
                              const unsigned char *base, unsigned char **out_p,
                              unsigned char *out_end)
{
    const unsigned char *in = *in_p, *in_stop = in_end - NNI_Z_FAST_IN;
    unsigned char *out = *out_p, *out_stop = out_end - NNI_Z_FAST_OUT;
    uint64_t bits = z->bits;
    uint32_t n = z->n_bits, e;
    int r = -1;
    const uint32_t *lit = z->lit, *dst = z->dst;
    NNI_Z_REFILL();
    e = lit[bits & NNI_Z_MASK(NNI_LIT_BITS)];
    do {
        uint64_t had;
        size_t len, dist;
        const unsigned char *from;
        unsigned char *to;
        if (e & NNI_Z_LIT) {                            /* up to three entries of at most 11 bits each */
            NNI_Z_GIVE();
            NNI_Z_TAKE();
            e = lit[bits & NNI_Z_MASK(NNI_LIT_BITS)];
            if (e & NNI_Z_LIT) {
                NNI_Z_GIVE();
                NNI_Z_TAKE();
                e = lit[bits & NNI_Z_MASK(NNI_LIT_BITS)];
                if (e & NNI_Z_LIT) {
                    NNI_Z_GIVE();
                    NNI_Z_TAKE();
                    e = lit[bits & NNI_Z_MASK(NNI_LIT_BITS)];
                    NNI_Z_REFILL();
                    continue;
                }
            }
            NNI_Z_REFILL();
        }
        if (e & NNI_Z_SPECIAL) {
            if (e & NNI_Z_SUB) {
                bits >>= NNI_LIT_BITS;
                n -= NNI_LIT_BITS;
                e = lit[(e >> 16) + (bits & NNI_Z_MASK(e >> 8 & 15))];
                if (e & NNI_Z_LIT) {
                    NNI_Z_GIVE();
                    NNI_Z_TAKE();
                    e = lit[bits & NNI_Z_MASK(NNI_LIT_BITS)];
                    NNI_Z_REFILL();
                    continue;
                }
            }
            if (e & NNI_Z_SPECIAL) {
                if (e & NNI_Z_END) {
                    NNI_Z_TAKE();
                    z->state = z->last ? NNI_ZS_END : NNI_ZS_HEAD;
                    break;
                }
                z->why = "invalid length code";
                r = NNI_ZR_BAD;
                break;
            }
        }
        had = bits;                                     /* length: at most 15 + 5 bits */
        NNI_Z_TAKE();
        len = (e >> 16) + (size_t)((had & NNI_Z_MASK(e & 63)) >> (e >> 8 & 15));
        e = dst[bits & NNI_Z_MASK(NNI_DIST_BITS)];      /* distance: at most 15 + 13 bits */
        NNI_Z_REFILL();
        if (e & NNI_Z_SPECIAL) {
            if (e & NNI_Z_SUB) {
                bits >>= NNI_DIST_BITS;
                n -= NNI_DIST_BITS;
                e = dst[(e >> 16) + (bits & NNI_Z_MASK(e >> 8 & 15))];
            }
            if (e & NNI_Z_SPECIAL) { z->why = "invalid distance code"; r = NNI_ZR_BAD; break; }
        }
        had = bits;
        NNI_Z_TAKE();
        dist = (e >> 16) + (size_t)((had & NNI_Z_MASK(e & 63)) >> (e >> 8 & 15));
        if (dist > (size_t)(out - base)) { z->why = "distance too far back"; r = NNI_ZR_BAD; break; }
        e = lit[bits & NNI_Z_MASK(NNI_LIT_BITS)];
        NNI_Z_REFILL();
        from = out - dist;
        to = out;
        out += len;
        if (dist >= 16) {                               /* 32 bytes, and more when that was not all */
            memcpy(to, from, 16);
            memcpy(to + 16, from + 16, 16);
            for (to += 32, from += 32; to < out; to += 16, from += 16) memcpy(to, from, 16);
        } else if (dist >= 8) {                         /* a period of 8 to 15 bytes, 16 of it in two words */
            uint64_t lo = nni_z_word(from), hi = nni_z_word(from + 8);
            const unsigned k = 8 * ((unsigned)dist - 8);
            const size_t step = dist == 8 ? 16 : dist;
            hi = (hi & NNI_Z_MASK(k)) | lo << k;
            do { nni_z_put64(to, lo); nni_z_put64(to + 8, hi); to += step; } while (to < out);
#if defined(NNI_X86)
        } else if (dist == 1) {
            const __m128i v = _mm_set1_epi8((char)*from);
            do {
                _mm_storeu_si128((__m128i *)(void *)to, v);
                _mm_storeu_si128((__m128i *)(void *)(to + 16), v);
                to += 32;
            } while (to < out);
#endif
        } else {                                        /* a shorter one: as often as it fits into a word */
            const unsigned k = 8 * (unsigned)dist;
            uint64_t v = nni_z_word(from) & NNI_Z_MASK(k);
            size_t step = dist == 3 || dist == 6 ? 6 : dist == 5 || dist == 7 ? dist : 8;
            v |= v << k;
            if (dist < 4) { v |= v << 2 * k; if (dist == 1) v |= v << 4 * k; }
            do { nni_z_put64(to, v); nni_z_put64(to + step, v); to += 2 * step; } while (to < out);
        }
    } while (in < in_stop && out < out_stop);
    n &= 63;
    in -= n >> 3;                                       /* whole unread bytes go back: they came
                                                           from this very input */
    n &= 7;
    z->bits = bits & NNI_Z_MASK(n);
    z->n_bits = n;
    *in_p = in;
    *out_p = out;
    return r;
}
NNI_FN int nni_inf_plain(nni_inf *z, const unsigned char **in_p, const unsigned char *in_end,
                         const unsigned char *base, unsigned char **out_p, unsigned char *out_end)
{
    return nni_inf_fast(z, in_p, in_end, base, out_p, out_end);
}
#if defined(NNI_X86)
/* the same with shifts that need no register of their own */
__attribute__((target("bmi,bmi2"))) NNI_FN int nni_inf_bmi2(nni_inf *z, const unsigned char **in_p,
                                                            const unsigned char *in_end,
                                                            const unsigned char *base,
                                                            unsigned char **out_p,
                                                            unsigned char *out_end)
{
    return nni_inf_fast(z, in_p, in_end, base, out_p, out_end);
}
NNI_FN nni_inf_loop nni_inf_choose(void)
{
    return nni_cpu_bits() & NNI_CPU_BMI2 ? nni_inf_bmi2 : nni_inf_plain;
}
#else
NNI_FN nni_inf_loop nni_inf_choose(void) { return nni_inf_plain; }
#endif

/* Runs until the input or the output is used up or the stream ends. base: where the history begins
 * (matches may reach
 * back to it). Input is taken only as it is needed, so that afterwards fewer than 8 bits are held. */
#define NNI_Z_BYTE()                             \
    do {                                         \
        if (in == in_end) {                      \
            r = NNI_ZR_INPUT;                    \
            goto out;                            \
        }                                        \
        z->bits |= (uint64_t)*in++ << z->n_bits; \
        z->n_bits += 8;                          \
    } while (0)
#define NNI_Z_NEED(k) do { while (z->n_bits < (unsigned)(k)) NNI_Z_BYTE(); } while (0)
#define NNI_Z_DROP(k) (z->bits >>= (k), z->n_bits -= (unsigned)(k))
#define NNI_Z_FAIL(text) do { z->why = (text); r = NNI_ZR_BAD; goto out; } while (0)
NNI_FN int nni_inf_run(nni_inf *z, const unsigned char **in_p, const unsigned char *in_end,
                       const unsigned char *base, unsigned char **out_p, unsigned char *out_end)
{
    static const unsigned char pre_order[19] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                 11, 4,  12, 3, 13, 2, 14, 1, 15 };
    const unsigned char *in = *in_p;
    unsigned char *out = *out_p;
    int r = NNI_ZR_DONE;
    uint32_t e, pre_base[19];
    unsigned i, k, v, drop;
    const nni_inf_loop fast = nni_inf_choose();
    for (;;) switch (z->state) {
    case NNI_ZS_HEAD:
        if (z->last) { z->state = NNI_ZS_END; break; }
        NNI_Z_NEED(3);
        z->last = (int)(z->bits & 1);
        v = (unsigned)(z->bits >> 1) & 3;
        NNI_Z_DROP(3);
        if (v == 3) NNI_Z_FAIL("invalid block type 3");
        if (v == 0) { NNI_Z_DROP(z->n_bits & 7); z->state = NNI_ZS_STORED_LEN; break; }
        if (v == 2) { z->state = NNI_ZS_DYN; break; }
        if ((z->why = nni_inf_tables(z, 1)) != NULL) { r = NNI_ZR_BAD; goto out; }
        z->state = NNI_ZS_CODES;
        break;
    case NNI_ZS_STORED_LEN:
        NNI_Z_NEED(32);
        if ((z->bits & 0xFFFF) != ((z->bits >> 16 & 0xFFFF) ^ 0xFFFF))
            NNI_Z_FAIL("stored block lengths disagree");
        z->len = (size_t)(z->bits & 0xFFFF);
        NNI_Z_DROP(32);
        z->state = NNI_ZS_STORED;
        /* fall through */
    case NNI_ZS_STORED: {
        size_t n = z->len;
        if (n > (size_t)(in_end - in)) n = (size_t)(in_end - in);
        if (n > (size_t)(out_end - out)) n = (size_t)(out_end - out);
        if (n) memcpy(out, in, n);
        in += n;
        out += n;
        z->len -= n;
        if (z->len) { r = in == in_end ? NNI_ZR_INPUT : NNI_ZR_OUTPUT; goto out; }
        z->state = NNI_ZS_HEAD;
        break;
    }
    case NNI_ZS_DYN:
        NNI_Z_NEED(14);
        z->n_lit = (unsigned)(z->bits & 31) + 257;
        z->n_dist = (unsigned)(z->bits >> 5 & 31) + 1;
        z->n_pre = (unsigned)(z->bits >> 10 & 15) + 4;
        NNI_Z_DROP(14);
        if (z->n_lit > 286 || z->n_dist > 30) NNI_Z_FAIL("too many length or distance codes");
        z->at = 0;
        memset(z->lens, 0, 19);
        z->state = NNI_ZS_PRE;
        /* fall through */
    case NNI_ZS_PRE:
        for (; z->at < z->n_pre; z->at++) {
            NNI_Z_NEED(3);
            z->lens[pre_order[z->at]] = (unsigned char)(z->bits & 7);
            NNI_Z_DROP(3);
        }
        for (i = 0; i < 19; i++) pre_base[i] = NNI_Z_LIT1 | (uint32_t)i << 8;
        if ((z->why = nni_inf_table(z->dst, 7, z->lens, 19, pre_base, 0)) != NULL) {
            r = NNI_ZR_BAD;
            goto out;
        }
        z->at = 0;
        z->state = NNI_ZS_LENS;
        /* fall through */
    case NNI_ZS_LENS:
        while (z->at < z->n_lit + z->n_dist) {
            for (;;) {
                e = z->dst[z->bits & 127];
                if ((e & 63) <= z->n_bits) break;
                NNI_Z_BYTE();
            }
            v = e >> 8 & 0xFF;
            drop = e & 63;
            if (v < 16) { NNI_Z_DROP(drop); z->lens[z->at++] = (unsigned char)v; continue; }
            k = v == 16 ? 2 : v == 17 ? 3 : 7;
            NNI_Z_NEED(drop + k);
            i = (v == 18 ? 11u : 3u) + (unsigned)(z->bits >> drop & ((1u << k) - 1));
            NNI_Z_DROP(drop + k);
            if (v == 16 && z->at == 0) NNI_Z_FAIL("code length repeat without a previous length");
            if (i > z->n_lit + z->n_dist - z->at) NNI_Z_FAIL("code length repeat past the end");
            for (v = v == 16 ? z->lens[z->at - 1] : 0u; i; i--) z->lens[z->at++] = (unsigned char)v;
        }
        if ((z->why = nni_inf_tables(z, 0)) != NULL) { r = NNI_ZR_BAD; goto out; }
        z->state = NNI_ZS_CODES;
        break;
    case NNI_ZS_CODES:
        if (in_end - in > NNI_Z_FAST_IN && out_end - out > NNI_Z_FAST_OUT) {
            if ((r = fast(z, &in, in_end, base, &out, out_end)) >= 0) goto out;
            r = NNI_ZR_DONE;
            if (z->state != NNI_ZS_CODES) break;
        }
        for (drop = 0;;) {  /* the code, through the second table when it is long */
            e = z->lit[z->bits & ((1u << NNI_LIT_BITS) - 1)];
            drop = 0;
            if (!(e & NNI_Z_LIT) && (e & NNI_Z_SPECIAL) && (e & NNI_Z_SUB)) {
                drop = NNI_LIT_BITS;
                e = z->lit[(e >> 16) + ((z->bits >> NNI_LIT_BITS) & ((1u << (e >> 8 & 15)) - 1))];
            }
            if (e & NNI_Z_LIT) v = z->lens[e >> 8 & 0xFF] - drop;      /* only the first of several */
            else v = e & NNI_Z_SPECIAL ? e & 63 : e >> 8 & 15;
            if (drop + v <= z->n_bits) break;
            NNI_Z_BYTE();
        }
        if (e & NNI_Z_LIT) {
            if (out == out_end) { r = NNI_ZR_OUTPUT; goto out; }
            NNI_Z_DROP(drop + v);
            *out++ = (unsigned char)(e >> 8);
            break;
        }
        if (e & NNI_Z_SPECIAL) {
            if (!(e & NNI_Z_END)) NNI_Z_FAIL("invalid length code");
            NNI_Z_DROP(drop + v);
            z->state = NNI_ZS_HEAD;
            break;
        }
        NNI_Z_NEED(drop + (e & 0xFF));
        z->len = (e >> 16) + (size_t)(z->bits >> (drop + v) & ((1u << ((e & 0xFF) - v)) - 1));
        NNI_Z_DROP(drop + (e & 0xFF));
        z->state = NNI_ZS_DIST;
        /* fall through */
    case NNI_ZS_DIST:
        for (;;) {
            e = z->dst[z->bits & ((1u << NNI_DIST_BITS) - 1)];
            drop = 0;
            if ((e & (NNI_Z_SPECIAL | NNI_Z_SUB)) == (NNI_Z_SPECIAL | NNI_Z_SUB)) {
                drop = NNI_DIST_BITS;
                e = z->dst[(e >> 16) + ((z->bits >> NNI_DIST_BITS) & ((1u << (e >> 8 & 15)) - 1))];
            }
            v = (e & NNI_Z_SPECIAL) ? e & 0xFF : e >> 8 & 15;
            if (drop + v <= z->n_bits) break;
            NNI_Z_BYTE();
        }
        if (e & NNI_Z_SPECIAL) NNI_Z_FAIL("invalid distance code");
        NNI_Z_NEED(drop + (e & 0xFF));
        z->dist = (e >> 16) + (size_t)(z->bits >> (drop + v) & ((1u << ((e & 0xFF) - v)) - 1));
        NNI_Z_DROP(drop + (e & 0xFF));
        if (z->dist > (size_t)(out - base)) NNI_Z_FAIL("distance too far back");
        z->state = NNI_ZS_COPY;
        /* fall through */
    case NNI_ZS_COPY:
        while (z->len && out < out_end) { *out = out[-(ptrdiff_t)z->dist]; out++; z->len--; }
        if (z->len) { r = NNI_ZR_OUTPUT; goto out; }
        z->state = NNI_ZS_CODES;
        break;
    default:                                            /* NNI_ZS_END */
        r = NNI_ZR_DONE;
        goto out;
    }
out:
    *in_p = in;
    *out_p = out;
    return r;
}

/* zlib and gzip around it: a small machine over single bytes for header and trailer. */
#define NNI_Z_WINDOW ((size_t)1 << 15)
#define NNI_Z_ROOM (NNI_Z_WINDOW + ((size_t)3 << 15))
enum {
    NNI_ZW_HEAD, NNI_ZW_EXTRA_LEN, NNI_ZW_EXTRA, NNI_ZW_NAME, NNI_ZW_COMMENT, NNI_ZW_HCRC,
    NNI_ZW_BODY, NNI_ZW_TAIL, NNI_ZW_DONE
};
typedef struct nni_zwrap {
    nn_deflate_wrap wrap;
    int state, flags;
    unsigned n, extra;
    unsigned char b[12];
    uint32_t sum, hcrc;                    /* of the data; of a gzip header */
    uint64_t total;
} nni_zwrap;
NNI_FN void nni_zwrap_init(nni_zwrap *w, nn_deflate_wrap wrap)
{
    memset(w, 0, sizeof *w);
    w->wrap = wrap;
    w->state = wrap == NN_DEFLATE_RAW ? NNI_ZW_BODY : NNI_ZW_HEAD;
    w->sum = wrap == NN_DEFLATE_ZLIB ? 1 : 0;
}
NNI_FN void nni_zwrap_data(nni_zwrap *w, const unsigned char *p, size_t n)
{
    w->total += n;
    if (w->wrap == NN_DEFLATE_ZLIB) w->sum = nn_adler32(w->sum, p, n);
    else if (w->wrap == NN_DEFLATE_GZIP) w->sum = nn_crc32(w->sum, p, n);
}
/* Header or trailer bytes until the body begins or all is done; NULL or what is wrong. */
NNI_FN const char *nni_zwrap_step(nni_zwrap *w, const unsigned char **in_p, const unsigned char *in_end)
{
    const unsigned char *in = *in_p;
    const char *why = NULL;
    while (!why && w->state != NNI_ZW_BODY && w->state != NNI_ZW_DONE) {
        unsigned char c;
        /* optional gzip fields that are absent take no byte */
        if (w->state == NNI_ZW_EXTRA_LEN && !(w->flags & 4)) { w->state = NNI_ZW_NAME; continue; }
        if (w->state == NNI_ZW_EXTRA && w->extra == 0) { w->state = NNI_ZW_NAME; continue; }
        if (w->state == NNI_ZW_NAME && !(w->flags & 8)) { w->state = NNI_ZW_COMMENT; continue; }
        if (w->state == NNI_ZW_COMMENT && !(w->flags & 16)) { w->state = NNI_ZW_HCRC; continue; }
        if (w->state == NNI_ZW_HCRC && !(w->flags & 2)) { w->state = NNI_ZW_BODY; continue; }
        if (w->state == NNI_ZW_TAIL && w->wrap == NN_DEFLATE_RAW) { w->state = NNI_ZW_DONE; continue; }
        if (in == in_end) break;
        c = *in++;
        if (w->wrap == NN_DEFLATE_GZIP && w->state < NNI_ZW_HCRC) w->hcrc = nn_crc32(w->hcrc, &c, 1);
        switch (w->state) {
        case NNI_ZW_HEAD:
            w->b[w->n++] = c;
            if (w->wrap == NN_DEFLATE_ZLIB && w->n == 2) {
                if ((w->b[0] & 15) != 8 || w->b[0] >> 4 > 7 || (w->b[0] * 256 + w->b[1]) % 31)
                    why = "not a zlib header";
                else if (w->b[1] & 32) why = "zlib preset dictionaries are not supported";
                w->state = NNI_ZW_BODY;
                w->n = 0;
            } else if (w->wrap == NN_DEFLATE_GZIP) {
                if ((w->n == 1 && c != 0x1F) || (w->n == 2 && c != 0x8B) || (w->n == 3 && c != 8))
                    why = "not a gzip header";
                else if (w->n == 4 && c & 0xE0) why = "reserved gzip flags are set";
                else if (w->n == 10) { w->flags = w->b[3]; w->state = NNI_ZW_EXTRA_LEN; w->n = 0; }
            }
            break;
        case NNI_ZW_EXTRA_LEN:
            w->extra |= (unsigned)c << (8 * w->n);
            if (++w->n == 2) { w->n = 0; w->state = NNI_ZW_EXTRA; }
            break;
        case NNI_ZW_EXTRA: w->extra--; break;
        case NNI_ZW_NAME: if (!c) w->state = NNI_ZW_COMMENT; break;
        case NNI_ZW_COMMENT: if (!c) w->state = NNI_ZW_HCRC; break;
        case NNI_ZW_HCRC:
            w->b[w->n++] = c;
            if (w->n == 2) {
                if (nni_le16(w->b) != (w->hcrc & 0xFFFF)) why = "gzip header checksum differs";
                w->n = 0;
                w->state = NNI_ZW_BODY;
            }
            break;
        default:                                        /* NNI_ZW_TAIL */
            w->b[w->n++] = c;
            if (w->wrap == NN_DEFLATE_ZLIB && w->n == 4) {
                if (nni_be32(w->b) != w->sum) why = "zlib checksum differs";
                w->state = NNI_ZW_DONE;
            } else if (w->wrap == NN_DEFLATE_GZIP && w->n == 8) {
                if (nni_le32(w->b) != w->sum) why = "gzip checksum differs";
                else if (nni_le32(w->b + 4) != (uint32_t)w->total) why = "gzip length differs";
                w->state = NNI_ZW_DONE;
            }
            break;
        }
    }
    *in_p = in;
    return why;
}
struct nn_inflater {
    nni_inf core;
    nni_zwrap wrap;
    nn_alloc alloc;
    unsigned char *win;                    /* [NNI_Z_ROOM]: history and output, delivered up to win
                                              + given */
    size_t end, given;
};
NN_DEF nn_status nn_inflater_open(nn_inflater **out, nn_deflate_wrap wrap, const nn_alloc *alloc,
                                  nn_error *err)
{
    nn_alloc a = NN_ZERO;
    nn_inflater *z;
    if (alloc) a = *alloc;
    *out = NULL;
    z = (nn_inflater *)nni_new(1, sizeof *z, &a);
    if (z) z->win = (unsigned char *)nn_mem_alloc(NNI_Z_ROOM, &a);
    if (!z || !z->win) {
        nn_mem_free(z, sizeof *z, &a);
        return nn_error_set(err, NN_E_NOMEM, "nn_inflater_open: out of memory");
    }
    z->alloc = a;
    nni_inf_init(&z->core);
    nni_zwrap_init(&z->wrap, wrap);
    *out = z;
    return NN_OK;
}
NN_DEF void nn_inflater_reset(nn_inflater *z)
{
    nni_inf_init(&z->core);
    nni_zwrap_init(&z->wrap, z->wrap.wrap);
    z->end = z->given = 0;
}
NN_DEF void nn_inflater_close(nn_inflater *z)
{
    nn_alloc a;
    if (!z) return;
    a = z->alloc;
    nn_mem_free(z->win, NNI_Z_ROOM, &a);
    nn_mem_free(z, sizeof *z, &a);
}
NN_DEF nn_status nn_inflater_run(nn_inflater *z, const unsigned char **in_p, size_t *in_n, int last,
                                 unsigned char **out_p, size_t *out_n, int *done, nn_error *err)
{
    const unsigned char *in = *in_p, *in_end = in + *in_n;
    const char *why = NULL;
    nn_status s = NN_OK;
    *done = 0;
    for (;;) {
        size_t k = z->end - z->given;                   /* hand out what is there */
        unsigned char *o;
        int r;
        if (k) {
            if (k > *out_n) k = *out_n;
            memcpy(*out_p, z->win + z->given, k);
            z->given += k;
            *out_p += k;
            *out_n -= k;
            if (z->given < z->end) break;
        }
        if (z->wrap.state != NNI_ZW_BODY) {
            if ((why = nni_zwrap_step(&z->wrap, &in, in_end)) != NULL) break;
            if (z->wrap.state == NNI_ZW_DONE) { *done = 1; break; }
            if (z->wrap.state != NNI_ZW_BODY) {
                if (last) why = "the compressed data end too early";
                break;
            }
        }
        if (*out_n == 0) break;
        if (z->end > NNI_Z_ROOM / 2) {                  /* keep the last 32 KiB as history */
            memmove(z->win, z->win + z->end - NNI_Z_WINDOW, NNI_Z_WINDOW);
            z->end = z->given = NNI_Z_WINDOW;
        }
        o = z->win + z->end;
        r = nni_inf_run(&z->core, &in, in_end, z->win, &o, z->win + NNI_Z_ROOM);
        nni_zwrap_data(&z->wrap, z->win + z->end, (size_t)(o - (z->win + z->end)));
        z->end = (size_t)(o - z->win);
        if (r == NNI_ZR_BAD) { why = z->core.why; break; }
        if (r == NNI_ZR_DONE) { z->wrap.state = NNI_ZW_TAIL; z->wrap.n = 0; continue; }
        if (r == NNI_ZR_INPUT && z->end == z->given) {
            if (last) why = "the compressed data end too early";
            break;
        }
    }
    if (why) s = nn_error_set(err, NN_E_FORMAT, "%s", why);
    *in_n = (size_t)(in_end - in);
    *in_p = in;
    return s;
}
NN_DEF nn_status nn_inflate(nn_buf *out, const void *data, size_t n, nn_deflate_wrap wrap,
                            size_t limit, size_t *used, nn_error *err)
{
    const unsigned char *in = (const unsigned char *)data, *in_end = in + n;
    nni_inf *z = (nni_inf *)nn_mem_alloc(sizeof *z, &out->alloc);
    nni_zwrap w;
    size_t had = out->len;
    const char *why = NULL;
    nn_status s = NN_OK;
    int r = NNI_ZR_DONE;
    if (!z) return nn_error_set(err, NN_E_NOMEM, "nn_inflate: out of memory");
    nni_inf_init(z);
    nni_zwrap_init(&w, wrap);
    why = nni_zwrap_step(&w, &in, in_end);
    while (!why && s == NN_OK && w.state == NNI_ZW_BODY) {
        unsigned char *o, *o_end;
        size_t room = out->room > out->len ? out->room - out->len - 1 : 0;
        if (room < 400) {  /* grow by half: output is produced before it is paid for */
            size_t more = (out->len - had) / 2 + 4 * (size_t)(in_end - in) + 1024;
            if (more > (out->len - had) + ((size_t)1 << 20)) more = (out->len - had) + ((size_t)1 << 20);
            if (out->limit && more > out->limit - out->len) more = out->limit - out->len;
            if (more == 0) {
                s = nn_error_set(err, NN_E_LIMIT, "nn_inflate: expected at most %zu bytes, got more",
                             out->limit);
                break;
            }
            if ((s = nn_buf_reserve(out, more, err)) != NN_OK) break;
            room = out->room - out->len - 1;
        }
        if (limit && room > limit + 1 - (out->len - had)) room = limit + 1 - (out->len - had);
        o = out->data + out->len;
        o_end = o + room;
        r = nni_inf_run(z, &in, in_end, out->data + had, &o, o_end);
        nni_zwrap_data(&w, out->data + out->len, (size_t)(o - (out->data + out->len)));
        out->len = (size_t)(o - out->data);
        if (limit && out->len - had > limit) {
            s = nn_error_set(err, NN_E_LIMIT, "nn_inflate: expected at most %zu bytes, got more",
                         limit);
            break;
        }
        if (r == NNI_ZR_BAD) why = z->why;
        else if (r == NNI_ZR_INPUT) why = "the compressed data end too early";
        else if (r == NNI_ZR_DONE) { w.state = NNI_ZW_TAIL; why = nni_zwrap_step(&w, &in, in_end); }
    }
    if (s == NN_OK && !why && w.state != NNI_ZW_DONE) why = "the compressed data end too early";
    if (s == NN_OK && !why && !used && in != in_end) why = "bytes follow the compressed data";
    if (why)
        s = nn_error_at(err, NN_E_FORMAT, n - (size_t)(in_end - in), 0, 0,
                        "nn_inflate: byte %zu: %s", n - (size_t)(in_end - in), why);
    if (s != NN_OK) out->len = had;
    else if (used) *used = n - (size_t)(in_end - in);
    if (out->data) out->data[out->len] = 0;
    nn_mem_free(z, sizeof *z, &out->alloc);
    return s;
}

/* Deflate works on chunks of 256 KiB behind 32 KiB of history; a chunk ends its last block, unless
 * that is a few tokens only. Matches are found through
 * chains of earlier places with the same hash of 5 bytes, or of 8 where the last block shrank to
 * less than a fifth (one more table remembers the last place of 3 bytes), greedy up to level 3,
 * else with one byte of lazy evaluation; a short match is left out when the last block's
 * codes make it dearer than its literals. A block ends where the mix of literals and matches changes. */
#define NNI_D_CHUNK ((size_t)1 << 18)
#define NNI_D_HASH 16
#define NNI_D_HASH3 13
#define NNI_D_TOKENS 40000
#define NNI_D_DRY \
    64 /* literals without a match after which, up to level 7, only every second, third .. 16th place is searched */
struct nn_deflater {
    nn_alloc alloc;
    nn_deflate_wrap wrap;
    int level, begun, ended;
    uint32_t sum;
    uint64_t total;
    size_t start, end;                     /* of the chunk in buf; history lies before start */
    size_t kept;                           /* bytes of the open block in the chunks before */
    uint64_t bits;                         /* not yet a whole byte */
    unsigned n_bits;
    uint32_t n_tok, lit_freq[288], dist_freq[32];
    unsigned piece, shift;                 /* bytes in the hash; 64 - 8 piece */
    uint32_t lit_cost, match_cost;         /* of the last block, 1/16 bit per literal, and per match
                                              without the distance's extra bits; 0 = unknown */
    uint32_t seen[10], fresh[10], n_seen, n_fresh;      /* kinds of tokens of this block; of its
                                                           last few hundred */
    unsigned char len_code[259], dist_code[512];        /* length -> 0..28; distance - 1 below 256,
                                                           and in steps of 128 above */
    int32_t head[1 << NNI_D_HASH], head3[1 << NNI_D_HASH3];   /* places in buf, or far below 0 */
    uint16_t back[1 << 15];                /* how far back the place before with the same hash is;
                                              65535: too far */
    uint32_t tok[NNI_D_TOKENS + 8];        /* literal, or length << 16 | distance */
    unsigned char buf[((size_t)1 << 15) + ((size_t)1 << 18) + 16];
};
static const struct { unsigned depth, nice, lazy; } nni_def_levels[10] = {
    { 0, 0, 0 }, { 2, 16, 0 }, { 6, 16, 0 }, { 12, 24, 0 }, { 8, 32, 8 }, { 12, 48, 16 },
    { 16, 64, 24 }, { 40, 130, 64 }, { 150, 258, 258 }, { 600, 258, 258 } };   /* lazy: look a byte on when the match is shorter */
static const unsigned short nni_len_base[29] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23,
    27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
static const unsigned char nni_len_extra[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const unsigned short nni_dist_base[30] = { 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97,
    129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
#define NNI_DIST_EXTRA(c) ((c) < 4 ? 0u : (unsigned)(c) / 2u - 1u)

/* Code lengths of at most `most` bits for n frequencies: Huffman by two queues over the sorted
 * weights, then longer codes are cut and the space they took is given back by lengthening the
 * cheapest others. Two symbols at least get a code. */
NNI_FN void nni_huff_lengths(const uint32_t *freq, unsigned n, unsigned most, unsigned char *lens)
{
    uint32_t key[290], w[580];
    unsigned short up[580];
    unsigned char deep[580];
    unsigned count = 0, i, gap, a, b, m, per[64] = { 0 }, total;
    for (i = 0; i < n; i++) { lens[i] = 0; if (freq[i]) key[count++] = freq[i] << 9 | i; }
    /* i < n always: n >= 2 */
    for (i = 0; count < 2; i++) if (i >= n || !freq[i]) key[count++] = 1u << 9 | i;
    for (gap = count / 2; gap; gap /= 2)                /* shell sort, ascending */
        for (i = gap; i < count; i++) {
            uint32_t k = key[i];
            for (a = i; a >= gap && key[a - gap] > k; a -= gap) key[a] = key[a - gap];
            key[a] = k;
        }
    for (i = 0; i < count; i++) w[i] = key[i] >> 9;
    for (a = 0, b = count, m = count; m < 2 * count - 1; m++) {
        unsigned x = a < count && (b == m || w[a] <= w[b]) ? a++ : b++;
        unsigned y = a < count && (b == m || w[a] <= w[b]) ? a++ : b++;
        w[m] = w[x] + w[y];
        up[x] = up[y] = (unsigned short)m;
    }
    deep[2 * count - 2] = 0;
    for (i = 2 * count - 2; i-- > 0; ) deep[i] = (unsigned char)(deep[up[i]] + 1);
    for (i = 0; i < count; i++) per[deep[i] < most ? deep[i] : most]++;
    for (i = 1, total = 0; i <= most; i++) total += per[i] << (most - i);
    while (total > 1u << most) {
        for (i = most - 1; !per[i]; i--) {}
        per[i]--;
        per[i + 1] += 2;
        per[most]--;
        total--;
    }
    for (i = 0, m = most; i < count; i++) {             /* the rarest get the longest */
        while (!per[m]) m--;
        lens[key[i] & 511] = (unsigned char)m;
        per[m]--;
    }
}
NNI_FN void nni_huff_codes(const unsigned char *lens, unsigned n, uint16_t *codes)
{
    unsigned next[17] = { 0 }, count[17] = { 0 }, i, k;
    for (i = 0; i < n; i++) count[lens[i]]++;
    count[0] = 0;
    for (i = 1; i < 16; i++) next[i + 1] = (next[i] + count[i]) << 1;
    for (i = 0; i < n; i++) {
        unsigned c = next[lens[i]]++, r = 0;
        for (k = 0; k < lens[i]; k++) r |= (c >> k & 1) << (lens[i] - 1 - k);
        codes[i] = (uint16_t)r;
    }
}
NN_DEF nn_status nn_deflater_open(nn_deflater **out, nn_deflate_wrap wrap, int level,
                                  const nn_alloc *alloc, nn_error *err)
{
    nn_alloc a = NN_ZERO;
    nn_deflater *z;
    if (alloc) a = *alloc;
    *out = NULL;
    if (level < 0 || level > 9)
        return nn_error_set(err, NN_E_ARG, "nn_deflate: expected a level from 0 to 9, got %d", level);
    z = (nn_deflater *)nn_mem_alloc(sizeof *z, &a);
    if (!z) return nn_error_set(err, NN_E_NOMEM, "nn_deflate: out of memory");
    z->alloc = a;
    z->wrap = wrap;
    z->level = level;
    z->begun = z->ended = 0;
    z->lit_cost = z->match_cost = 0;
    z->piece = 5;
    z->shift = 24;
    z->sum = wrap == NN_DEFLATE_ZLIB ? 1 : 0;
    z->total = 0;
    z->start = z->end = z->kept = 0;
    z->bits = 0;
    z->n_bits = 0;
    {
        size_t i, k;
        memset(z->head, 0xC0, sizeof z->head);          /* far below 0 */
        memset(z->head3, 0xC0, sizeof z->head3);
        memset(z->back, 0xFF, sizeof z->back);
        for (i = 0; i < 29; i++) for (k = nni_len_base[i]; k < 259; k++) z->len_code[k] = (unsigned char)i;
        for (i = 0; i < 30; i++) for (k = nni_dist_base[i] - 1u; k < 32768; k++) {
            if (k < 256) z->dist_code[k] = (unsigned char)i;
            else { z->dist_code[256 + (k >> 7)] = (unsigned char)i; k += 127; }
        }
    }
    *out = z;
    return NN_OK;
}
NN_DEF void nn_deflater_close(nn_deflater *z)
{
    nn_alloc a;
    if (!z) return;
    a = z->alloc;
    nn_mem_free(z, sizeof *z, &a);
}
NNI_FN nn_status nni_def_stored(nn_deflater *z, const unsigned char *p, size_t n, int last,
                                nn_buf *out, nn_error *err)
{
    do {
        size_t k = n < 65535 ? n : 65535;
        unsigned char *o;
        nn_status s = nn_buf_reserve(out, k + 8, err);
        if (s != NN_OK) return s;
        o = out->data + out->len;
        z->bits |= (uint64_t)(last && k == n) << z->n_bits;
        for (z->n_bits += 3; z->n_bits > 0; z->n_bits = z->n_bits > 8 ? z->n_bits - 8 : 0) {
            *o++ = (unsigned char)z->bits;
            z->bits >>= 8;
        }
        z->bits = 0;
        nni_put_le16(o, (uint32_t)k);
        nni_put_le16(o + 2, (uint32_t)k ^ 0xFFFF);
        if (k) memcpy(o + 4, p, k);
        out->len = (size_t)(o + 4 + k - out->data);
        p += k;
        n -= k;
    } while (n);
    return NN_OK;
}
NNI_FN unsigned nni_dist_code(const nn_deflater *z, unsigned dist)
{
    return dist <= 256 ? z->dist_code[dist - 1] : z->dist_code[256 + ((dist - 1) >> 7)];
}
#define NNI_D_SLOT(word) ((uint32_t)(((word) << z->shift) * 0x9E3779B97F4A7C15u >> (64 - NNI_D_HASH)))
#define NNI_D_SLOT3(word) (((uint32_t)(word) << 8) * 0x9E3779B1u >> (32 - NNI_D_HASH3))
NNI_FN uint16_t nni_def_back(int32_t p, int32_t q)
{
    const uint32_t d = (uint32_t)(p - q);
    return (uint16_t)(d - 1 < 32767 ? d : 65535);
}
NNI_FN void nni_def_enter(nn_deflater *z, size_t p, size_t n)
{
    for (; n; n--, p++) {
        const uint64_t word = nni_z_word(z->buf + p);
        const uint32_t h = NNI_D_SLOT(word);
        z->back[p & 32767] = nni_def_back((int32_t)p, z->head[h]);
        z->head[h] = (int32_t)p;
        z->head3[NNI_D_SLOT3(word)] = (int32_t)p;
    }
}
NNI_FN unsigned nni_dist_bits(const nn_deflater *z, unsigned dist)
{
    return NNI_DIST_EXTRA(nni_dist_code(z, dist));
}
/* the code lengths of a block as the format packs them: symbols and their extra bits */
typedef struct nni_def_runs {
    unsigned char rle[320], extra[320];
    uint32_t freq[19];
    unsigned n;
} nni_def_runs;
NNI_FN void nni_def_run(nni_def_runs *r, unsigned sym, unsigned extra)
{
    r->rle[r->n] = (unsigned char)sym;
    r->extra[r->n++] = (unsigned char)extra;
    r->freq[sym]++;
}
NNI_FN void nni_def_pack(nni_def_runs *r, const unsigned char *lens, unsigned n_lit, unsigned n_dist)
{
    unsigned i, k;
    for (i = 0; i < n_lit + n_dist; ) {
        unsigned v = i < n_lit ? lens[i] : lens[288 + i - n_lit], run = 1;
        while (i + run < n_lit + n_dist &&
               (i + run < n_lit ? lens[i + run] : lens[288 + i + run - n_lit]) == v) run++;
        i += run;
        while (run) {
            if (v == 0 && run >= 11) { k = run < 138 ? run : 138; nni_def_run(r, 18, k - 11); run -= k; }
            else if (v == 0 && run >= 3) { nni_def_run(r, 17, run - 3); run = 0; }
            else {
                const int repeats = v && run >= 4;      /* the length itself, then repeats of it */
                nni_def_run(r, v, 0);
                for (run--; repeats && run >= 3; run -= k) { k = run < 6 ? run : 6; nni_def_run(r, 16, k - 3); }
            }
        }
    }
}
/* What a literal and a match cost in this block, in 1/16 bit: a guess for the next one */
NNI_FN void nni_def_costs(nn_deflater *z, const unsigned char *lens)
{
    uint64_t lits = 0, lit_bits = 0, matches = 0, match_bits = 0;
    unsigned i;
    for (i = 0; i < 256; i++) {
        lits += z->lit_freq[i];
        lit_bits += (uint64_t)z->lit_freq[i] * lens[i];
    }
    for (i = 257; i < 286; i++) {
        matches += z->lit_freq[i];
        match_bits += (uint64_t)z->lit_freq[i] * (lens[i] + nni_len_extra[i - 257]);
    }
    for (i = 0; i < 30; i++) match_bits += (uint64_t)z->dist_freq[i] * lens[288 + i];
    z->lit_cost = lits ? (uint32_t)(lit_bits * 16 / lits) : 0;
    z->match_cost = matches ? (uint32_t)(match_bits * 16 / matches) : 0;
}
/* Long pieces tell places apart where much repeats, short ones find the little there is; spent: bits of the
 * block's tokens, bytes: what they stand for, which ends at buf[to] */
NNI_FN void nni_def_piece(nn_deflater *z, uint64_t spent, uint64_t bytes, size_t to)
{
    const unsigned piece = 10 * spent < 15 * bytes ? 8 : 10 * spent > 18 * bytes ? 5 : z->piece;
    if (piece != z->piece && z->level > 1 && bytes > 4000) {   /* what is in the window goes in again */
        const size_t back = to < 32768 ? to : 32768;
        z->piece = piece;
        z->shift = 64 - 8 * piece;
        nni_def_enter(z, to - back, back);
    }
}
/* Write the tokens collected since buf[from] as one block, in the shortest of the three ways, and
 * start the next. */
NNI_FN nn_status nni_def_block(nn_deflater *z, size_t from, size_t to, int last, nn_buf *out, nn_error *err)
{
    static const unsigned char pre_order[19] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                 11, 4,  12, 3, 13, 2, 14, 1, 15 };
    unsigned char lens[288 + 32], pre_lens[19];
    nni_def_runs runs;
    uint16_t codes[288 + 32], pre_codes[19];
    uint32_t len_word[259];
    unsigned char len_bits[259];
    unsigned i, k, n_lit = 286, n_dist = 30, n_pre = 19;
    uint64_t extra = 0, dynamic, fixed,
             stored = ((uint64_t)(to - from) + 5 * ((to - from) / 65535 + 1)) * 8, bits = z->bits;
    unsigned nb = z->n_bits;
    unsigned char *o;
    int use_fixed;
    nn_status s;
    z->lit_freq[256] = 1;
    nni_huff_lengths(z->lit_freq, 286, 15, lens);
    nni_huff_lengths(z->dist_freq, 30, 15, lens + 288);
    while (n_lit > 257 && !lens[n_lit - 1]) n_lit--;
    while (n_dist > 1 && !lens[288 + n_dist - 1]) n_dist--;
    memset(runs.freq, 0, sizeof runs.freq);
    runs.n = 0;
    nni_def_pack(&runs, lens, n_lit, n_dist);
    nni_huff_lengths(runs.freq, 19, 7, pre_lens);
    while (n_pre > 4 && !pre_lens[pre_order[n_pre - 1]]) n_pre--;
    dynamic = 3 + 14 + 3 * n_pre;
    for (i = 0; i < 19; i++)
        dynamic += (uint64_t)runs.freq[i] * (pre_lens[i] + (i == 16 ? 2u :
                                                           i == 17 ? 3u :
                                                           i == 18 ? 7u :
                                                                     0u));
    fixed = 3;
    for (i = 0; i < 286; i++) {
        dynamic += (uint64_t)z->lit_freq[i] * lens[i];
        fixed += (uint64_t)z->lit_freq[i] * (i < 144 ? 8u : i < 256 ? 9u : i < 280 ? 7u : 8u);
        if (i > 256) extra += (uint64_t)z->lit_freq[i] * nni_len_extra[i - 257];
    }
    for (i = 0; i < 30; i++) {
        dynamic += (uint64_t)z->dist_freq[i] * lens[288 + i];
        fixed += (uint64_t)z->dist_freq[i] * 5u;
        extra += (uint64_t)z->dist_freq[i] * NNI_DIST_EXTRA(i);
    }
    use_fixed = fixed <= dynamic;
    nni_def_piece(z, extra + (use_fixed ? fixed : dynamic), to - from + z->kept, to);
    nni_def_costs(z, lens);
    if (!z->kept && stored < extra + (use_fixed ? fixed : dynamic)) {
        s = nni_def_stored(z, z->buf + from, to - from, last, out, err);
        if (s != NN_OK) return s;
    } else {
        if ((s = nn_buf_reserve(out, (size_t)((extra + (use_fixed ? fixed : dynamic)) / 8 + 32),
                                err)) != NN_OK) return s;
        o = out->data + out->len;
#define NNI_D_PUT(v, n) (bits |= (uint64_t)(v) << nb, nb += (unsigned)(n))
#define NNI_D_FLUSH() do { nni_put_le64(o, bits); o += nb >> 3; bits >>= nb & ~7u; nb &= 7; } while (0)
        if (use_fixed) {
            for (i = 0; i < 288; i++) lens[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
            for (i = 0; i < 32; i++) lens[288 + i] = 5;
        }
        nni_huff_codes(lens, use_fixed ? 288 : 286, codes);
        nni_huff_codes(lens + 288, use_fixed ? 32 : 30, codes + 288);
        NNI_D_PUT((last ? 1 : 0) | (use_fixed ? 2 : 4), 3);
        if (!use_fixed) {
            nni_huff_codes(pre_lens, 19, pre_codes);
            NNI_D_PUT(n_lit - 257, 5);
            NNI_D_PUT(n_dist - 1, 5);
            NNI_D_PUT(n_pre - 4, 4);
            NNI_D_FLUSH();
            for (i = 0; i < n_pre; i++) {
                NNI_D_PUT(pre_lens[pre_order[i]], 3);
                if (nb > 32) NNI_D_FLUSH();
            }
            for (i = 0; i < runs.n; i++) {
                const unsigned sym = runs.rle[i];
                NNI_D_PUT(pre_codes[sym], pre_lens[sym]);
                if (sym >= 16) NNI_D_PUT(runs.extra[i], sym == 16 ? 2 : sym == 17 ? 3 : 7);
                if (nb > 32) NNI_D_FLUSH();
            }
        }
        NNI_D_FLUSH();
        for (k = 3; k < 259; k++) {                     /* code and extra bits of a length in one word */
            unsigned c = z->len_code[k];
            len_word[k] = codes[257 + c] | (uint32_t)(k - nni_len_base[c]) << lens[257 + c];
            len_bits[k] = (unsigned char)(lens[257 + c] + nni_len_extra[c]);
        }
        for (i = 0; i < z->n_tok; i++) {
            uint32_t t = z->tok[i];
            if (t < 256) {
                NNI_D_PUT(codes[t], lens[t]);
                if (nb > 48) NNI_D_FLUSH();
            } else {
                unsigned len = t >> 16, dist = t & 0xFFFF, c = nni_dist_code(z, dist);
                if (nb > 15) NNI_D_FLUSH();             /* at most 20 + 28 bits follow */
                NNI_D_PUT(len_word[len], len_bits[len]);
                NNI_D_PUT(codes[288 + c], lens[288 + c]);
                NNI_D_PUT(dist - nni_dist_base[c], NNI_DIST_EXTRA(c));
            }
        }
        NNI_D_FLUSH();
        NNI_D_PUT(codes[256], lens[256]);
        NNI_D_FLUSH();
        if (last && nb) { *o++ = (unsigned char)bits; bits = 0; nb = 0; }
        out->len = (size_t)(o - out->data);
        z->bits = bits & (((uint64_t)1 << nb) - 1);
        z->n_bits = nb;
    }
    z->kept = 0;
    z->n_tok = 0;
    z->n_seen = z->n_fresh = 0;
    memset(z->seen, 0, sizeof z->seen);
    memset(z->fresh, 0, sizeof z->fresh);
    memset(z->lit_freq, 0, sizeof z->lit_freq);
    memset(z->dist_freq, 0, sizeof z->dist_freq);
    return NN_OK;
}
/* Has the mix of tokens changed enough for new codes? Asked every 512 tokens. */
NNI_FN int nni_def_changed(nn_deflater *z, size_t bytes)
{
    uint64_t delta = 0, all = z->n_seen, now = z->n_fresh;
    unsigned i;
    if (all) {
        for (i = 0; i < 10; i++) {
            uint64_t x = z->seen[i] * now, y = z->fresh[i] * all;
            delta += x > y ? x - y : y - x;
        }
        if (delta + bytes / 4096 * all >= now * 200 / 512 * all) return 1;
    }
    for (i = 0; i < 10; i++) { z->seen[i] += z->fresh[i]; z->fresh[i] = 0; }
    z->n_seen += z->n_fresh;
    z->n_fresh = 0;
    return 0;
}
NNI_FN uint32_t nni_d_load32(const void *p) { uint32_t v; memcpy(&v, p, 4); return v; }
NNI_FN uint64_t nni_d_load64(const void *p) { uint64_t v; memcpy(&v, p, 8); return v; }
#if defined(__GNUC__) || defined(__clang__)
#define NNI_D_CTZ(x) ((unsigned)__builtin_ctzll(x))
#else
NNI_FN unsigned nni_d_ctz(uint64_t x) { unsigned n = 0; while (!(x & 1)) { x >>= 1; n++; } return n; }
#define NNI_D_CTZ(x) nni_d_ctz(x)
#endif
/* bytes in common from `from` on, at most max */
NNI_Z_INLINE unsigned nni_def_common(const unsigned char *a, const unsigned char *b, unsigned from,
                                     unsigned max)
{
    unsigned n = from;
    if (!nni_big_endian()) while (n + 8 <= max) {
        uint64_t x = nni_d_load64(a + n) ^ nni_d_load64(b + n);
        if (x) return n + NNI_D_CTZ(x) / 8;
        n += 8;
    }
    while (n < max && a[n] == b[n]) n++;
    return n;
}
/* Enter place p and look for a match longer than `best` (fresh: of 3 bytes, too); returns its
 * length (0 = none) and distance. A longer match than the one in hand holds
 * every piece of it, so the search goes on along the chain of the piece that was last seen longest
 * ago, k bytes behind the start. */
NNI_Z_INLINE unsigned nni_def_find(nn_deflater *z, size_t p, const int fresh, unsigned best,
                                   unsigned max, unsigned depth, unsigned nice, unsigned *dist)
{
    const unsigned char *b = z->buf, *in = b + p;
    const uint64_t word = nni_z_word(in);
    const uint32_t h = NNI_D_SLOT(word), h3 = NNI_D_SLOT3(word), first = nni_d_load32(in);
    const int32_t at3 = fresh ? z->head3[h3] : -1, least = p > 32767 ? (int32_t)p - 32767 : 0;
    const uint32_t three = nni_big_endian() ? 0xFFFFFF00u : 0x00FFFFFFu;
    int32_t q = z->head[h], k = 0;
    unsigned found = 0;
    uint32_t tail;
    z->head[h] = (int32_t)p;
    z->head3[h3] = (int32_t)p;
    z->back[p & 32767] = nni_def_back((int32_t)p, q);
    /* seldom true, and asked so that only the whole of it is a branch */
    if (fresh && (unsigned)(best < 3) & (unsigned)(max >= 3) &
                     (unsigned)(at3 >= (int32_t)p - 8192) & (unsigned)(at3 >= 0) &
                     (unsigned)(((nni_d_load32(b + (at3 < 0 ? 0 : at3)) ^ first) & three) == 0)) {
        best = found = nni_def_common(b + at3, in, 3, max);
        *dist = (unsigned)((int32_t)p - at3);
    }
    /* a run: a byte, then itself, is cheap; only what goes beyond the run may beat that */
    if (word == (word << 8 | word >> 56) && max >= 8) {
        const unsigned n = nni_def_common(in, in + 1, 7, max - 1) + 1;
        if (n > best) {
            found = 0;
            if (p && in[-1] == in[0]) { found = n; *dist = 1; }
            best = n;
        }
    }
    if (best < 3) best = 3;
    if (nice > max) nice = max;
    if (best >= nice) return found;
    if (best >= z->piece) {
        const int32_t j = (int32_t)(best + 1 - z->piece), q2 = z->head[NNI_D_SLOT(nni_z_word(in + j))];
        if (q2 - j < q) { q = q2; k = j; }
    }
    for (tail = nni_d_load32(in + best - 3); q - k >= least && depth; depth--, q -= z->back[q & 32767]) {
        const unsigned char *m = b + (q - k);
        unsigned n;
        if (nni_d_load32(m + best - 3) != tail || nni_d_load32(m) != first) continue;
        n = nni_def_common(m, in, 4, max);
        if (n > best) {
            int32_t j, end, most = 0, c = q - k;
            best = found = n;
            *dist = (unsigned)((int32_t)p - c);
            if (n >= nice) break;
            tail = nni_d_load32(in + best - 3);
            end = (int32_t)(n + 1 - z->piece);
            if (end > (int32_t)p - c) end = (int32_t)p - c;
            for (j = 0; j < end; j++) {
                const int32_t d = z->back[(c + j) & 32767];
                if (d > most) {
                    most = d;
                    k = j;
                }
            }
            q = c + k;
        }
    }
    return found;
}
NNI_FN nn_status nni_def_compress(nn_deflater *z, int last, nn_buf *out, nn_error *err)
{
    const unsigned depth = nni_def_levels[z->level].depth, nice = nni_def_levels[z->level].nice,
                   lazy = nni_def_levels[z->level].lazy;
    size_t p = z->start, from = p, end = z->end, dry = 0;
    nn_status s;
    memset(z->buf + end, 0, 16);                        /* hashes look a few bytes ahead */
    if (z->kept && p < end) {                           /* the open block is for more of the same only */
        const unsigned dist = z->tok[z->n_tok - 1] & 0xFFFF, max = end - p < 64 ? (unsigned)(end - p) : 64;
        if (z->tok[z->n_tok - 1] < 256 || nni_def_common(z->buf + p - dist, z->buf + p, 0, max) < max) {
            if ((s = nni_def_block(z, p, p, 0, out, err)) != NN_OK) return s;
        }
    }
    if (!z->kept) {
        z->n_tok = z->n_seen = z->n_fresh = 0;
        memset(z->seen, 0, sizeof z->seen);
        memset(z->fresh, 0, sizeof z->fresh);
        memset(z->lit_freq, 0, sizeof z->lit_freq);
        memset(z->dist_freq, 0, sizeof z->dist_freq);
    }
    while (p < end) {
        unsigned max = end - p < 258 ? (unsigned)(end - p) : 258, dist = 0, len, tried;
        len = nni_def_find(z, p, 1, 0, max, depth, nice, &dist);
        /* dearer than its literals */
        if (len && len < 9 && z->match_cost &&
            len * z->lit_cost < z->match_cost + 16 * (nni_dist_bits(z, dist) + 1)) len = 0;
        tried = 0;
        while (len && len < lazy && p + 1 < end) {   /* is there a better one a byte later? */
            unsigned d2 = 0, max2 = end - p - 1 < 258 ? (unsigned)(end - p - 1) : 258;
            unsigned l2 = nni_def_find(z, p + 1, 0, len - 1, max2,
                                       z->level > 6 ? depth / 2 :
                                       len >= 8     ? 2 :
                                                      6,
                                       nice, &d2);
            tried = 1;
            if (l2 >= len &&
                4 * ((int)l2 - (int)len) + (int)nni_dist_bits(z, dist) - (int)nni_dist_bits(z, d2) >
                    2) {
                unsigned c = z->buf[p];
                z->tok[z->n_tok++] = c;
                z->lit_freq[c]++;
                z->fresh[(c >> 5 & 6) | (c & 1)]++;
                z->n_fresh++;
                p++;
                len = l2;
                dist = d2;
                tried = 0;
                continue;
            }
            break;
        }
        if (len) {
            z->tok[z->n_tok++] = len << 16 | dist;
            z->lit_freq[257 + z->len_code[len]]++;
            z->dist_freq[nni_dist_code(z, dist)]++;
            z->fresh[len >= 9 ? 9 : 8]++;
            dry = 0;
            p += len;
            /* a run: all its pieces are the same */
            if (dist == 1 && len > 24) nni_def_enter(z, p - 12, 12);
            else nni_def_enter(z, p - len + 1 + tried, len - 1 - tried);
        } else {
            unsigned c = z->buf[p];
            z->tok[z->n_tok++] = c;
            z->lit_freq[c]++;
            z->fresh[(c >> 5 & 6) | (c & 1)]++;
            p++;
            /* nothing repeats here: enter all, look only now and then */
            if (++dry >= NNI_D_DRY && z->level < 8) {
                size_t skip = dry / NNI_D_DRY, most = z->n_tok + 16 < NNI_D_TOKENS ? 15 : 0;
                if (skip > most) skip = most;
                if (skip > end - p) skip = end - p;
                nni_def_enter(z, p, skip);
                for (z->n_fresh += (uint32_t)skip; skip; skip--) {
                    c = z->buf[p++];
                    z->tok[z->n_tok++] = c;
                    z->lit_freq[c]++;
                    z->fresh[(c >> 5 & 6) | (c & 1)]++;
                }
            }
        }
        z->n_fresh++;
        if (z->n_tok >= NNI_D_TOKENS || (z->n_fresh >= 512 && p - from >= 5000 && end - p >= 5000 &&
                                         nni_def_changed(z, p - from))) {
            if ((s = nni_def_block(z, from, p, last && p == end, out, err)) != NN_OK) return s;
            from = p;
        }
    }
    if (!last && z->n_tok < NNI_D_TOKENS / 2 && z->n_tok < (end - from) / 64) {
        z->kept += end - from;
        return NN_OK;
    }
    if (from < end || (last && end == z->start)) return nni_def_block(z, from, end, last, out, err);
    return NN_OK;
}
/* Compress buf[start..end) and make it history. */
NNI_FN nn_status nni_def_chunk(nn_deflater *z, int last, nn_buf *out, nn_error *err)
{
    nn_status s;
    if (!z->begun && z->wrap == NN_DEFLATE_ZLIB) {
        unsigned char h[2];
        h[0] = 0x78;
        h[1] = z->level < 2 ? 0x01 : z->level < 6 ? 0x5E : z->level == 6 ? 0x9C : 0xDA;
        if ((s = nn_buf_put(out, h, 2, err)) != NN_OK) return s;
    } else if (!z->begun && z->wrap == NN_DEFLATE_GZIP) {   /* no name, no time: the same bytes for the same data */
        unsigned char h[10] = { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255 };
        h[8] = z->level == 9 ? 2 : z->level == 1 ? 4 : 0;
        if ((s = nn_buf_put(out, h, 10, err)) != NN_OK) return s;
    }
    z->begun = 1;
    if (z->wrap == NN_DEFLATE_ZLIB) z->sum = nn_adler32(z->sum, z->buf + z->start, z->end - z->start);
    if (z->wrap == NN_DEFLATE_GZIP) z->sum = nn_crc32(z->sum, z->buf + z->start, z->end - z->start);
    z->total += z->end - z->start;
    if (z->level == 0) s = nni_def_stored(z, z->buf + z->start, z->end - z->start, last, out, err);
    else s = nni_def_compress(z, last, out, err);
    if (s != NN_OK) return s;
    z->start = z->end;
    return NN_OK;
}
NN_DEF nn_status nn_deflater_put(nn_deflater *z, const void *data, size_t n, nn_buf *out, nn_error *err)
{
    const unsigned char *p = (const unsigned char *)data;
    nn_status s;
    while (n) {
        size_t k;
        if (z->end - z->start == NNI_D_CHUNK) {
            if ((s = nni_def_chunk(z, 0, out, err)) != NN_OK) return s;
            size_t i;
            /* a multiple of 32768: back stays in place */
            const int32_t shift = (int32_t)(z->end - NNI_Z_WINDOW);
            memmove(z->buf, z->buf + shift, NNI_Z_WINDOW);
            z->start = z->end = NNI_Z_WINDOW;
            for (i = 0; z->level && i < sizeof z->head / sizeof *z->head; i++)
                z->head[i] = z->head[i] >= shift ? z->head[i] - shift : -0x40000000;
            for (i = 0; z->level && i < sizeof z->head3 / sizeof *z->head3; i++)
                z->head3[i] = z->head3[i] >= shift ? z->head3[i] - shift : -0x40000000;
        }
        k = z->start + NNI_D_CHUNK - z->end;
        if (k > n) k = n;
        memcpy(z->buf + z->end, p, k);
        z->end += k;
        p += k;
        n -= k;
    }
    return NN_OK;
}
NN_DEF nn_status nn_deflater_end(nn_deflater *z, nn_buf *out, nn_error *err)
{
    unsigned char t[8];
    nn_status s;
    if ((s = nni_def_chunk(z, 1, out, err)) != NN_OK) return s;
    if (z->wrap == NN_DEFLATE_ZLIB) { nni_put_be32(t, z->sum); return nn_buf_put(out, t, 4, err); }
    if (z->wrap == NN_DEFLATE_GZIP) {
        nni_put_le32(t, z->sum);
        nni_put_le32(t + 4, (uint32_t)z->total);
        return nn_buf_put(out, t, 8, err);
    }
    return NN_OK;
}
NN_DEF nn_status nn_deflate(nn_buf *out, const void *data, size_t n, nn_deflate_wrap wrap,
                            int level, nn_error *err)
{
    nn_deflater *z;
    size_t had = out->len;
    nn_status s = nn_deflater_open(&z, wrap, level, &out->alloc, err);
    if (s != NN_OK) return s;
    s = nn_deflater_put(z, data, n, out, err);
    if (s == NN_OK) s = nn_deflater_end(z, out, err);
    if (s != NN_OK) out->len = had;
    nn_deflater_close(z);
    return s;
}
/* what hangs in [IO]'s readers and writers */
NNI_FN nn_status nni_gunzip_open(nn_reader *r, nn_error *err)
{
    static const nni_gunzip doors = { nn_inflater_reset, nn_inflater_run, nn_inflater_close };
    r->gunzip = &doors;
    return nn_inflater_open(&r->z, NN_DEFLATE_GZIP, &r->alloc, err);
}
NNI_FN nn_status nni_gzip_open(nn_writer *w, int level, nn_error *err)
{
    static const nni_gzip doors = { nn_deflater_put, nn_deflater_end, nn_deflater_close };
    w->gzip = &doors;
    return nn_deflater_open(&w->z, NN_DEFLATE_GZIP, level, &w->alloc, err);
}
#endif /* NN_NO_DEFLATE */

/* ---- [ZIP] -------------------------------------------------------------- */
#ifndef NN_NO_ZIP
#define NNI_ZIP_ALL 0xFFFFFFFFu
/* next: where the following header (or the directory) begins */
typedef struct nni_zip_item { nn_zip_entry e; uint64_t next; size_t name_len; } nni_zip_item;
struct nn_zip {
    nn_reader *r;
    nn_alloc alloc;
    nni_zip_item *items;
    size_t count, names_room;
    unsigned char *dir;                    /* the central directory; names are terminated in place */
    const nni_zip_item **by_name;          /* sorted */
    uint64_t size;
    size_t cur;  /* the open stream: member `cur` has been delivered up to `at` */
    uint64_t at, in_at, in_left;
    uint32_t crc;
    int crc_ok;                            /* every byte so far went through crc */
    int crc_zero, crc_off;                 /* PyTorch files: a sum of 0 means "not computed"; do not
                                              verify at all */
    nni_inf *z;
    unsigned char *in, *win;               /* [NNI_READ_CHUNK], [NNI_Z_ROOM] */
    size_t in_pos, in_end, win_end, win_given;
};
NNI_FN int nni_zip_order_name(const void *a, const void *b)
{
    const nni_zip_item *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return strcmp(x->e.name, y->e.name);
}
NNI_FN int nni_zip_order_offset(const void *a, const void *b)
{
    const nni_zip_item *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x->e.header < y->e.header ? -1 : x->e.header > y->e.header;
}
/* NULL, or what is wrong with a member name */
NNI_FN const char *nni_zip_name_bad(const char *name, size_t n, int utf8)
{
    size_t i, from = 0, w;
    uint32_t c;
    if (n == 0) return "empty member name";
    if (n > NN_MAX_ZIP_NAME) return "member name longer than 4096 bytes";
    if (memchr(name, 0, n)) return "NUL in a member name";
    if (memchr(name, '\\', n)) return "backslash in a member name";
    if (name[0] == '/' ||
        (n > 1 && name[1] == ':' && ((name[0] | 32) >= 'a' && (name[0] | 32) <= 'z')))
        return "absolute member name";
    for (i = 0; i <= n; i++) {
        if (i < n && name[i] != '/') continue;
        if (i - from == 2 && name[from] == '.' && name[from + 1] == '.') return "'..' in a member name";
        from = i + 1;
    }
    for (i = 0; utf8 && i < n; i += w)
        if ((w = nn_utf8_get(name + i, n - i, &c)) == 0) return "member name is not utf-8";
    return NULL;
}
NNI_FN nn_status nni_zip_bad(const nn_zip *z, nn_error *err, nn_status s, uint64_t at, const char *what)
{
    return nni_err_at(err, s, nn_reader_name(z->r), at, "%s", what);
}
/* sizes and offset of a zip64 extra field, in the order and number that the all-ones slots ask for */
NNI_FN const char *nni_zip_extra(const unsigned char *x, size_t n, uint64_t *usize, uint64_t *csize,
                                 uint64_t *lho)
{
    while (n >= 4) {
        unsigned id = nni_le16(x), len = nni_le16(x + 2);
        if (len > n - 4) return "extra field longer than its header says";
        if (id == 1) {
            const unsigned char *p = x + 4, *end = p + len;
            uint64_t *slot[3];
            slot[0] = usize;
            slot[1] = csize;
            slot[2] = lho;
            for (len = 0; len < 3; len++) {
                if (!slot[len] || *slot[len] != NNI_ZIP_ALL) continue;
                if (end - p < 8) return "zip64 field too short";
                *slot[len] = nni_le64(p);
                p += 8;
            }
            return NULL;
        }
        x += 4 + len;
        n -= 4 + len;
    }
    return NULL;                           /* sizes of exactly 2^32 - 1 without zip64 are legal;
                                              later checks see them */
}
NNI_FN nn_status nni_zip_directory(nn_zip *z, nn_error *err)
{
    unsigned char tail[22 + 20], head[56];
    unsigned char *buf = NULL;
    size_t n, i, room = 0, pos;
    uint64_t eocd = 0, count, cd_size, cd_at, dir_end;
    nn_status s = NN_OK;
    const char *why = NULL;
    const nni_zip_item **order;
    if (z->size < 22)
        return nni_zip_bad(z, err, NN_E_FORMAT, 0,
                           "not a zip archive: shorter than its closing record");
    /* the closing record: its comment must end exactly at the end of the file */
    if ((s = nn_reader_read_at(z->r, z->size - 22, tail, 22, err)) != NN_OK) return s;
    if (nni_le32(tail) == 0x06054b50 && nni_le16(tail + 20) == 0) eocd = z->size - 22;
    else {
        room = z->size < 65557 ? (size_t)z->size : 65557;
        buf = (unsigned char *)nn_mem_alloc(room, &z->alloc);
        if (!buf) return nn_error_set(err, NN_E_NOMEM, "nn_zip_open: out of memory");
        s = nn_reader_read_at(z->r, z->size - room, buf, room, err);
        for (i = room - 22, n = 0; s == NN_OK && !n; i--) {
            if (nni_le32(buf + i) == 0x06054b50 && i + 22 + nni_le16(buf + i + 20) == room) {
                eocd = z->size - room + i;
                memcpy(tail, buf + i, 22);
                n = 1;
            }
            if (i == 0) break;
        }
        nn_mem_free(buf, room, &z->alloc);
        if (s != NN_OK) return s;
        if (!n)
            return nni_zip_bad(z, err, NN_E_FORMAT, z->size - room,
                               "not a zip archive: no closing record at the end of the file");
    }
    count = nni_le16(tail + 10);
    cd_size = nni_le32(tail + 12);
    cd_at = nni_le32(tail + 16);
    if (nni_le16(tail + 4) != nni_le16(tail + 6) || nni_le16(tail + 8) != nni_le16(tail + 10))
        why = "archives on several disks are not supported";
    dir_end = eocd;
    if (!why && eocd >= 20) {                           /* zip64 closing record */
        unsigned char loc[20];
        if ((s = nn_reader_read_at(z->r, eocd - 20, loc, 20, err)) != NN_OK) return s;
        if (nni_le32(loc) == 0x07064b50) {
            uint64_t at = nni_le64(loc + 8);
            if (at > eocd - 20 || eocd - 20 - at < 56)
                return nni_zip_bad(z, err, NN_E_FORMAT, eocd - 20, "zip64 record out of place");
            if ((s = nn_reader_read_at(z->r, at, head, 56, err)) != NN_OK) return s;
            if (nni_le32(head) != 0x06064b50 || nni_le64(head + 4) != eocd - 20 - at - 12)
                return nni_zip_bad(z, err, NN_E_FORMAT, at, "zip64 record damaged");
            if (nni_le32(head + 16) != 0 || nni_le32(head + 20) != 0 ||
                nni_le64(head + 24) != nni_le64(head + 32))
                why = "archives on several disks are not supported";
            if ((count != 0xFFFF && count != nni_le64(head + 32)) ||
                (cd_size != NNI_ZIP_ALL && cd_size != nni_le64(head + 40)) ||
                (cd_at != NNI_ZIP_ALL && cd_at != nni_le64(head + 48)))
                return nni_zip_bad(z, err, NN_E_FORMAT, at, "the two closing records disagree");
            count = nni_le64(head + 32);
            cd_size = nni_le64(head + 40);
            cd_at = nni_le64(head + 48);
            dir_end = at;
        }
    }
    if (!why && (nni_le16(tail + 4) != 0)) why = "archives on several disks are not supported";
    if (why) return nni_zip_bad(z, err, NN_E_UNSUPPORTED, eocd, why);
    if (cd_size > dir_end || cd_at != dir_end - cd_size)
        return nni_zip_bad(z, err, NN_E_FORMAT, eocd,
                           "the directory is not where the closing record says");
    if (count > cd_size / 46)
        return nni_zip_bad(z, err, NN_E_FORMAT, eocd,
                           "more members declared than the directory can hold");
    if (cd_size > ((uint64_t)1 << 31))
        return nni_zip_bad(z, err, NN_E_LIMIT, eocd, "directory larger than 2 GiB");
    if (count == 0) {
        if (cd_size) return nni_zip_bad(z, err, NN_E_FORMAT, cd_at, "bytes in an empty directory");
        return NN_OK;
    }
    z->names_room = (size_t)cd_size + 1;
    z->dir = (unsigned char *)nn_mem_alloc(z->names_room, &z->alloc);
    z->items = (nni_zip_item *)nni_new((size_t)count, sizeof *z->items, &z->alloc);
    z->count = z->items ? (size_t)count : 0;            /* what nn_zip_close releases */
    if (z->items) z->by_name = (const nni_zip_item **)nni_new((size_t)count, sizeof *z->by_name, &z->alloc);
    if (!z->dir || !z->items || !z->by_name)
        return nn_error_set(err, NN_E_NOMEM, "nn_zip_open: out of memory for %llu members",
                        (unsigned long long)count);
    if ((s = nn_reader_read_at(z->r, cd_at, z->dir, (size_t)cd_size, err)) != NN_OK) return s;
    for (i = 0, pos = 0; i < count; i++) {
        unsigned char *p = z->dir + pos;
        nni_zip_item *it = &z->items[i];
        size_t nlen, xlen, clen;
        if (cd_size - pos < 46 || nni_le32(p) != 0x02014b50)
            return nni_zip_bad(z, err, NN_E_FORMAT, cd_at + pos, "directory entry damaged");
        nlen = nni_le16(p + 28);
        xlen = nni_le16(p + 30);
        clen = nni_le16(p + 32);
        if (nlen + xlen + clen > cd_size - pos - 46)
            return nni_zip_bad(z, err, NN_E_FORMAT, cd_at + pos,
                               "directory entry longer than the directory");
        it->e.flags = nni_le16(p + 8);
        it->e.method = nni_le16(p + 10);
        it->e.crc = nni_le32(p + 16);
        it->e.packed = nni_le32(p + 20);
        it->e.size = nni_le32(p + 24);
        it->e.header = nni_le32(p + 42);
        it->name_len = nlen;
        if (nni_le16(p + 34) != 0 && nni_le16(p + 34) != 0xFFFF)
            return nni_zip_bad(z, err, NN_E_UNSUPPORTED, cd_at + pos,
                               "archives on several disks are not supported");
        if ((why = nni_zip_extra(p + 46 + nlen, xlen, &it->e.size, &it->e.packed, &it->e.header)) != NULL
            || (why = nni_zip_name_bad((const char *)p + 46, nlen, (it->e.flags & 0x800) != 0)) != NULL)
            return nni_zip_bad(z, err, NN_E_FORMAT, cd_at + pos, why);
        if (it->e.header >= cd_at || cd_at - it->e.header < 30 || it->e.packed > cd_at - it->e.header - 30)
            return nni_zip_bad(z, err, NN_E_FORMAT, cd_at + pos, "member reaches into the directory");
        it->e.name = (const char *)p + 45;              /* moved down by one: the byte behind it
                                                           becomes its NUL */
        pos += 46 + nlen + xlen + clen;
        memmove(p + 45, p + 46, nlen);
        p[45 + nlen] = 0;
        z->by_name[i] = it;
    }
    if (pos != cd_size)
        return nni_zip_bad(z, err, NN_E_FORMAT, cd_at + pos,
                           "bytes behind the last directory entry");
    order = z->by_name;                                 /* first by offset: members must not overlap */
    qsort(order, z->count, sizeof *order, nni_zip_order_offset);
    if (order[0]->e.header != 0)
        return nni_zip_bad(z, err, NN_E_FORMAT, 0, "bytes before the first member");
    for (i = 0; i < z->count; i++) {
        uint64_t next = i + 1 < z->count ? order[i + 1]->e.header : cd_at;
        nni_zip_item *it = &z->items[order[i] - z->items];
        if (next - it->e.header < 30 + it->name_len ||
            it->e.packed > next - it->e.header - 30 - it->name_len)
            return nni_zip_bad(z, err, NN_E_FORMAT, it->e.header, "members overlap");
        it->next = next;
    }
    qsort(order, z->count, sizeof *order, nni_zip_order_name);
    for (i = 1; i < z->count; i++) if (strcmp(order[i - 1]->e.name, order[i]->e.name) == 0) {
        char mb[64];
        return nni_err_at(err, NN_E_FORMAT, nn_reader_name(z->r), order[i]->e.header,
                          "two members are called '%s'", nni_name(mb, order[i]->e.name));
    }
    return NN_OK;
}
NNI_FN nn_status nni_zip_begin(nn_zip **out, nn_reader *r, const nn_file_opts *opts, nn_error *err)
{
    nn_alloc a = nni_alloc_of(opts);
    nn_zip *z = (nn_zip *)nni_new(1, sizeof *z, &a);
    nn_status s;
    if (!z) { nn_reader_close(r); return nn_error_set(err, NN_E_NOMEM, "nn_zip_open: out of memory"); }
    z->r = r;
    z->alloc = a;
    z->cur = SIZE_MAX;
    if (!nn_reader_size(r, &z->size))
        s = nni_err(err, NN_E_UNSUPPORTED, nn_reader_name(r),
                    "a zip archive is read by position, which a pipe has not");
    else s = nni_zip_directory(z, err);
    if (s != NN_OK) { nn_zip_close(z); return s; }
    *out = z;
    return NN_OK;
}
NN_DEF nn_status nn_zip_open(nn_zip **out, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    nn_status s;
    *out = NULL;
    if (opts) o = *opts;
    o.raw = 1;
    o.limit = 0;
    if ((s = nn_reader_open(&r, path, &o, err)) != NN_OK) return s;
    return nni_zip_begin(out, r, opts, err);
}
NN_DEF nn_status nn_zip_memory(nn_zip **out, const void *data, size_t n, const nn_file_opts *opts,
                               nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    nn_status s;
    *out = NULL;
    if (opts) o = *opts;
    o.raw = 1;
    o.limit = 0;
    if ((s = nn_reader_memory(&r, data, n, &o, err)) != NN_OK) return s;
    return nni_zip_begin(out, r, opts, err);
}
NN_DEF void nn_zip_close(nn_zip *z)
{
    nn_alloc a;
    if (!z) return;
    a = z->alloc;
    nn_reader_close(z->r);
    nn_mem_free(z->dir, z->names_room, &a);
    nn_mem_free(z->items, z->count * sizeof *z->items, &a);
    nn_mem_free((void *)z->by_name, z->count * sizeof *z->by_name, &a);
    nn_mem_free(z->z, sizeof *z->z, &a);
    nn_mem_free(z->in, NNI_READ_CHUNK, &a);
    nn_mem_free(z->win, NNI_Z_ROOM, &a);
    nn_mem_free(z, sizeof *z, &a);
}
NN_DEF size_t nn_zip_count(const nn_zip *z) { return z->count; }
NN_DEF const nn_zip_entry *nn_zip_at(const nn_zip *z, size_t i)
{
    return i < z->count ? &z->items[i].e : NULL;
}
NN_DEF size_t nn_zip_find(const nn_zip *z, const char *name)
{
    size_t lo = 0, hi = z->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(name, z->by_name[mid]->e.name);
        if (c == 0) return (size_t)(z->by_name[mid] - z->items);
        if (c < 0) hi = mid;
        else lo = mid + 1;
    }
    return SIZE_MAX;
}
NN_DEF nn_status nn_zip_data_offset(nn_zip *z, size_t i, uint64_t *offset, nn_error *err)
{
    const nni_zip_item *it;
    const nn_zip_entry *e;
    unsigned char h[30], buf[512];
    uint64_t at, usize, csize, done;
    size_t nlen, xlen;
    nn_status s;
    const char *why = NULL;
    if (i >= z->count)
        return nn_error_set(err, NN_E_ARG, "nn_zip: member %zu wanted, the archive has %zu", i,
                        z->count);
    it = &z->items[i];
    e = &it->e;
    at = e->header;
    if ((s = nn_reader_read_at(z->r, at, h, 30, err)) != NN_OK) return s;
    nlen = nni_le16(h + 26);
    xlen = nni_le16(h + 28);
    usize = nni_le32(h + 22);
    csize = nni_le32(h + 18);
    if (e->flags & (1u | 1u << 6 | 1u << 13))
        return nni_zip_bad(z, err, NN_E_UNSUPPORTED, at, "encrypted members are not supported");
    if (e->flags & 1u << 5)
        return nni_zip_bad(z, err, NN_E_UNSUPPORTED, at, "patched members are not supported");
    if (e->method != 0 && e->method != 8) {
        return nni_err_at(err, NN_E_UNSUPPORTED, nn_reader_name(z->r), at,
                          "expected method 0 (stored) or 8 (deflate), got %u", e->method);
    }
    if (nni_le32(h) != 0x04034b50) why = "no member header here";
    else if (nlen != it->name_len) why = "the two headers of a member give different names";
    else if (nni_le16(h + 8) != e->method) why = "the two headers of a member give different methods";
    else if ((nni_le16(h + 6) ^ e->flags) & (1u | 1u << 3 | 1u << 11))
        why = "the two headers of a member give different flags";
    else if (30 + nlen + xlen > it->next - at || e->packed > it->next - at - 30 - nlen - xlen)
        why = "members overlap";
    else if (e->method == 0 && e->size != e->packed) why = "stored member with two sizes";
    else if (e->method == 8 && e->size / 1032 > e->packed)
        why = "member claims more than 1032 times its packed size";
    for (done = 0; !why && done < nlen; ) {             /* the name, in pieces */
        size_t k = nlen - done < sizeof buf ? (size_t)(nlen - done) : sizeof buf;
        if ((s = nn_reader_read_at(z->r, at + 30 + done, buf, k, err)) != NN_OK) return s;
        if (memcmp(buf, e->name + done, k) != 0) why = "the two headers of a member give different names";
        done += k;
    }
    if (!why && xlen && (usize == NNI_ZIP_ALL || csize == NNI_ZIP_ALL)) {
        unsigned char *x = (unsigned char *)nn_mem_alloc(xlen, &z->alloc);
        if (!x) return nn_error_set(err, NN_E_NOMEM, "nn_zip: out of memory");
        s = nn_reader_read_at(z->r, at + 30 + nlen, x, xlen, err);
        if (s == NN_OK) why = nni_zip_extra(x, xlen, &usize, &csize, NULL);
        nn_mem_free(x, xlen, &z->alloc);
        if (s != NN_OK) return s;
    }
    /* bit 3: sizes and sum may stand behind the data instead, then they are 0 here */
    if (!why && !(e->flags & 8u && usize == 0 && csize == 0) &&
        (usize != e->size || csize != e->packed))
        why = "the two headers of a member give different sizes";
    if (!why && !(e->flags & 8u && nni_le32(h + 14) == 0) && nni_le32(h + 14) != e->crc)
        why = "the two headers of a member give different checksums";
    if (why) return nni_zip_bad(z, err, NN_E_FORMAT, at, why);
    *offset = at + 30 + nlen + xlen;
    return NN_OK;
}
/* Start the stream of member i at its first byte. */
NNI_FN nn_status nni_zip_rewind(nn_zip *z, size_t i, nn_error *err)
{
    nn_status s;
    uint64_t at;
    z->cur = SIZE_MAX;
    if ((s = nn_zip_data_offset(z, i, &at, err)) != NN_OK) return s;
    if (z->items[i].e.method == 8 && !z->win) {
        z->z = (nni_inf *)nn_mem_alloc(sizeof *z->z, &z->alloc);
        z->in = (unsigned char *)nn_mem_alloc(NNI_READ_CHUNK, &z->alloc);
        z->win = (unsigned char *)nn_mem_alloc(NNI_Z_ROOM, &z->alloc);
        if (!z->z || !z->in || !z->win) {
            nn_mem_free(z->z, sizeof *z->z, &z->alloc);
            nn_mem_free(z->in, NNI_READ_CHUNK, &z->alloc);
            nn_mem_free(z->win, NNI_Z_ROOM, &z->alloc);
            z->z = NULL;
            z->in = z->win = NULL;
            return nn_error_set(err, NN_E_NOMEM, "nn_zip_read: out of memory for the inflater");
        }
    }
    if (z->z) nni_inf_init(z->z);
    z->in_at = at;
    z->in_left = z->items[i].e.packed;
    z->in_pos = z->in_end = z->win_end = z->win_given = 0;
    z->at = 0;
    z->crc = 0;
    z->crc_ok = 1;
    z->cur = i;
    return NN_OK;
}
/* Inflate: up to n more bytes of the stream into `to` (or nowhere when NULL). base: `to` itself may
 * serve as history when the whole member goes there in one piece. */
NNI_FN nn_status nni_zip_inflate(nn_zip *z, unsigned char *to, size_t n, const unsigned char *base,
                                 nn_error *err)
{
    const nn_zip_entry *e = &z->items[z->cur].e;
    while (n) {
        const unsigned char *in;
        unsigned char *o, *o_end;
        nn_status s;
        size_t k;
        int r;
        if (!base && z->win_given < z->win_end) {
            k = z->win_end - z->win_given < n ? z->win_end - z->win_given : n;
            if (to) { memcpy(to, z->win + z->win_given, k); to += k; }
            z->win_given += k;
            n -= k;
            continue;
        }
        if (z->in_pos == z->in_end && z->in_left) {
            k = z->in_left < NNI_READ_CHUNK ? (size_t)z->in_left : NNI_READ_CHUNK;
            if ((s = nn_reader_read_at(z->r, z->in_at, z->in, k, err)) != NN_OK) return s;
            z->in_at += k;
            z->in_left -= k;
            z->in_pos = 0;
            z->in_end = k;
        }
        if (base) { o = to; o_end = to + n; }
        else {
            if (z->win_end > NNI_Z_ROOM / 2) {
                memmove(z->win, z->win + z->win_end - NNI_Z_WINDOW, NNI_Z_WINDOW);
                z->win_end = z->win_given = NNI_Z_WINDOW;
            }
            o = z->win + z->win_end;
            o_end = z->win + NNI_Z_ROOM;
        }
        in = z->in + z->in_pos;
        {
            unsigned char *was = o;
            r = nni_inf_run(z->z, &in, z->in + z->in_end, base ? base : z->win, &o, o_end);
            z->in_pos = (size_t)(in - z->in);
            if (base) { to = o; n -= (size_t)(o - was); }
            else z->win_end += (size_t)(o - was);
            if (r == NNI_ZR_BAD)
                return nni_zip_bad(z, err, NN_E_FORMAT, z->in_at - (z->in_end - z->in_pos),
                                   z->z->why);
            if (o == was && (r == NNI_ZR_DONE || (r == NNI_ZR_INPUT && z->in_left == 0)))
                return nni_zip_bad(z, err, NN_E_FORMAT, z->in_at - (z->in_end - z->in_pos),
                                   r == NNI_ZR_DONE ? "member shorter than its declared size" :
                                                      "the compressed data end too early");
        }
    }
    (void)e;
    return NN_OK;
}
/* The stream stands at the declared end: it must really end there, and the checksum must be right. */
NNI_FN nn_status nni_zip_finish(nn_zip *z, nn_error *err)
{
    const nn_zip_entry *e = &z->items[z->cur].e;
    char nb[64], mb[64];
    if (e->method == 8) {
        for (;;) {
            const unsigned char *in = z->in + z->in_pos;
            unsigned char one[1], *o = one;
            int r;
            if (z->win_given < z->win_end)
                return nni_zip_bad(z, err, NN_E_FORMAT, e->header,
                                   "member longer than its declared size");
            if (z->in_pos == z->in_end && z->in_left) {
                size_t k = z->in_left < NNI_READ_CHUNK ? (size_t)z->in_left : NNI_READ_CHUNK;
                nn_status s = nn_reader_read_at(z->r, z->in_at, z->in, k, err);
                if (s != NN_OK) return s;
                z->in_at += k;
                z->in_left -= k;
                z->in_pos = 0;
                z->in_end = k;
                continue;
            }
            if (z->z->state == NNI_ZS_COPY && z->z->len)
                return nni_zip_bad(z, err, NN_E_FORMAT, e->header,
                                   "member longer than its declared size");
            /* no room: any further byte shows */
            r = nni_inf_run(z->z, &in, z->in + z->in_end, one, &o, one);
            z->in_pos = (size_t)(in - z->in);
            if (r == NNI_ZR_DONE) break;
            if (r == NNI_ZR_INPUT && z->in_left) continue;
            return nni_zip_bad(z, err, NN_E_FORMAT, e->header,
                               r == NNI_ZR_INPUT ? "the compressed data end too early" :
                                                   "member longer than its declared size");
        }
        if (z->in_left || z->in_pos < z->in_end)
            return nni_zip_bad(z, err, NN_E_FORMAT, e->header,
                               "bytes behind the compressed data of a member");
    }
    if (z->crc_ok && z->crc != e->crc && !z->crc_off && !(z->crc_zero && e->crc == 0))
        return nn_error_at(
            err, NN_E_FORMAT, (size_t)e->header, 0, 0,
            "%s/%s: member at byte %llu: checksum differs: expected %08lx, got %08lx",
            nni_name(nb, nn_reader_name(z->r)), nni_name(mb, e->name),
            (unsigned long long)e->header, (unsigned long)e->crc, (unsigned long)z->crc);
    return NN_OK;
}
NN_DEF nn_status nn_zip_read(nn_zip *z, size_t i, uint64_t first, void *buf, size_t n, nn_error *err)
{
    unsigned char *to = (unsigned char *)buf;
    const nn_zip_entry *e;
    nn_status s = NN_OK;
    char nb[64], mb[64];
    if (i >= z->count)
        return nn_error_set(err, NN_E_ARG, "nn_zip_read: member %zu wanted, the archive has %zu", i,
                        z->count);
    e = &z->items[i].e;
    if (first > e->size || n > e->size - first)
        return nn_error_set(err, NN_E_FORMAT, "%s/%s: expected %llu bytes, got %llu",
                        nni_name(nb, nn_reader_name(z->r)), nni_name(mb, e->name),
                        (unsigned long long)(first + n), (unsigned long long)e->size);
    if (z->cur != i || z->at > first || (z->at == first && first == 0))
        if ((s = nni_zip_rewind(z, i, err)) != NN_OK) return s;
    if (e->method == 0) {
        if (z->at != first) { z->crc_ok = 0; z->in_at += first - z->at; z->at = first; }
        while (s == NN_OK && n) {                       /* sum each piece while it is still in the cache */
            size_t k = n < ((size_t)1 << 18) ? n : (size_t)1 << 18;
            s = nn_reader_read_at(z->r, z->in_at, to, k, err);
            if (s == NN_OK && z->crc_ok) z->crc = nn_crc32(z->crc, to, k);
            z->in_at += k;
            z->at += k;
            to += k;
            n -= k;
        }
    } else if (first == 0 && n == e->size && n) {       /* the whole member, its own history */
        s = nni_zip_inflate(z, to, n, to, err);
        if (s == NN_OK) z->crc = nn_crc32(0, to, n);
        z->at = n;
    } else {
        unsigned char skip[4096];
        /* what lies between must be unpacked, and is summed too */
        while (s == NN_OK && z->at < first) {
            size_t k = first - z->at < sizeof skip ? (size_t)(first - z->at) : sizeof skip;
            s = nni_zip_inflate(z, skip, k, NULL, err);
            if (s == NN_OK) z->crc = nn_crc32(z->crc, skip, k);
            z->at += k;
        }
        while (s == NN_OK && n) {
            size_t k = n < ((size_t)1 << 18) ? n : (size_t)1 << 18;
            s = nni_zip_inflate(z, to, k, NULL, err);
            if (s == NN_OK) z->crc = nn_crc32(z->crc, to, k);
            z->at += k;
            to += k;
            n -= k;
        }
    }
    if (s == NN_OK && z->at == e->size) { s = nni_zip_finish(z, err); z->cur = SIZE_MAX; }
    if (s != NN_OK) z->cur = SIZE_MAX;
    return s;
}

typedef struct nni_zip_made {  /* writer */
    uint64_t size, packed, header;
    uint32_t crc;
    unsigned method, flags;
    size_t name, name_len;
} nni_zip_made;
struct nn_zip_writer {
    nn_writer *w;
    nn_alloc alloc;
    nni_zip_made *made;
    size_t count, room;
    nn_buf names, packed;
    uint64_t want, data_at;
    nn_deflater *z;
    int open, zip64;
    nni_hashes seen;                       /* of the members' names */
};
NNI_FN nn_status nni_zip_create(nn_zip_writer **out, const char *path, nn_buf *mem,
                                const nn_file_opts *opts, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_alloc a = nni_alloc_of(opts);
    nn_zip_writer *w;
    nn_status s;
    *out = NULL;
    if (opts) o = *opts;
    o.gzip = 0;
    w = (nn_zip_writer *)nni_new(1, sizeof *w, &a);
    if (!w) return nn_error_set(err, NN_E_NOMEM, "nn_zip_create: out of memory");
    w->alloc = w->names.alloc = w->packed.alloc = a;
    s = mem ? nn_writer_memory(&w->w, mem, &o, err) : nn_writer_open(&w->w, path, &o, err);
    if (s != NN_OK) { nn_mem_free(w, sizeof *w, &a); return s; }
    *out = w;
    return NN_OK;
}
NN_DEF nn_status nn_zip_create(nn_zip_writer **out, const char *path, const nn_file_opts *opts,
                               nn_error *err)
{
    return nni_zip_create(out, path, NULL, opts, err);
}
NN_DEF nn_status nn_zip_create_memory(nn_zip_writer **out, nn_buf *mem, const nn_file_opts *opts,
                                      nn_error *err)
{
    return nni_zip_create(out, NULL, mem, opts, err);
}
NNI_FN void nni_zip_writer_free(nn_zip_writer *w)
{
    nn_alloc a = w->alloc;
    nn_deflater_close(w->z);
    nn_buf_free(&w->names);
    nn_buf_free(&w->packed);
    nn_mem_free(w->made, w->room * sizeof *w->made, &a);
    nni_hashes_free(&w->seen, &a);
    nn_mem_free(w, sizeof *w, &a);
}
NN_DEF void nn_zip_abort(nn_zip_writer *w)
{
    if (!w) return;
    nn_writer_abort(w->w);
    nni_zip_writer_free(w);
}
/* Room for one more name; NN_E_ARG when there is one like it. */
NNI_FN nn_status nni_zip_unique(nn_zip_writer *w, const char *name, size_t n, nn_error *err)
{
    const uint32_t hash = nni_hash_of(name, n);
    size_t i, k = hash;
    char nb[64];
    if (!nni_hashes_reserve(&w->seen, w->count, &w->alloc))
        return nn_error_set(err, NN_E_NOMEM, "nn_zip_begin: out of memory for %zu members", w->count);
    while ((i = nni_hashes_next(&w->seen, hash, &k)) != SIZE_MAX)
        if (w->made[i].name_len == n && memcmp(w->names.data + w->made[i].name, name, n) == 0)
            return nn_error_set(err, NN_E_ARG, "nn_zip_begin: two members called '%s'", nni_name(nb, name));
    nni_hashes_add(&w->seen, hash, w->count);
    return NN_OK;
}
/* Local header; its data begin at a multiple of `align`. zip64 decides the version and the extra field. */
NNI_FN nn_status nni_zip_local(nn_zip_writer *w, const char *name, unsigned method, unsigned flags,
                               uint64_t size, uint64_t packed, uint32_t crc, int zip64,
                               unsigned align, nn_error *err)
{
    unsigned char h[30 + 20 + 4 + 64];
    size_t n = strlen(name), x = 0, i;
    uint64_t at = nn_writer_tell(w->w), end;
    nn_status s;
    nni_zip_made *m;
    if (w->count == w->room) {
        size_t room = w->room ? w->room * 2 : 16, bytes;
        nni_zip_made *p = NULL;
        if (nn_size_mul(room, sizeof *p, &bytes))
            p = (nni_zip_made *)nn_mem_resize(w->made, w->room * sizeof *p, bytes, &w->alloc);
        if (!p) return nn_error_set(err, NN_E_NOMEM, "nn_zip_begin: out of memory for %zu members", room);
        w->made = p;
        w->room = room;
    }
    if ((s = nni_zip_unique(w, name, n, err)) != NN_OK) return s;
    m = &w->made[w->count];
    memset(h, 0, sizeof h);
    nni_put_le32(h, 0x04034b50);
    nni_put_le16(h + 4, zip64 ? 45 : 20);
    nni_put_le16(h + 6, flags);
    nni_put_le16(h + 8, method);
    nni_put_le16(h + 12, 0x21);                         /* 1980-01-01, the earliest there is */
    nni_put_le32(h + 14, crc);
    nni_put_le32(h + 18, zip64 ? NNI_ZIP_ALL : (uint32_t)packed);
    nni_put_le32(h + 22, zip64 ? NNI_ZIP_ALL : (uint32_t)size);
    nni_put_le16(h + 26, (uint32_t)n);
    if (zip64) {
        nni_put_le16(h + 30, 1);
        nni_put_le16(h + 32, 16);
        nni_put_le64(h + 34, size);
        nni_put_le64(h + 42, packed);
        x = 20;
    }
    end = at + 30 + n + x;
    if (align > 1 && end % align) {  /* pad through an extra field "FB", as PyTorch does */
        size_t pad = (size_t)(align - (end + 4) % align) % align;
        nni_put_le16(h + 30 + x, 0x4246);
        nni_put_le16(h + 32 + x, (uint32_t)pad);
        for (i = 0; i < pad; i++) h[34 + x + i] = 'Z';
        x += 4 + pad;
    }
    nni_put_le16(h + 28, (uint32_t)x);
    m->size = size;
    m->packed = packed;
    m->header = at;
    m->crc = crc;
    m->method = method;
    m->flags = flags;
    m->name = w->names.len;
    m->name_len = n;
    if ((s = nn_buf_put(&w->names, name, n + 1, err)) != NN_OK) return s;
    if ((s = nn_writer_put(w->w, h, 30, err)) != NN_OK ||
        (s = nn_writer_put(w->w, name, n, err)) != NN_OK ||
        (s = nn_writer_put(w->w, h + 30, x, err)) != NN_OK) return s;
    w->data_at = nn_writer_tell(w->w);
    w->zip64 = zip64;
    w->count++;
    return NN_OK;
}
NN_DEF nn_status nn_zip_begin(nn_zip_writer *w, const char *name, uint64_t size, int level, nn_error *err)
{
    const char *why = nni_zip_name_bad(name, strlen(name), 1);
    unsigned flags = 0;
    const char *c;
    nn_status s;
    char nb[64];
    if (w->open) return nn_error_set(err, NN_E_ARG, "nn_zip_begin: the member before was not ended");
    if (why) return nn_error_set(err, NN_E_ARG, "nn_zip_begin: %s: '%s'", why, nni_name(nb, name));
    if (level < 0 || level > 9)
        return nn_error_set(err, NN_E_ARG, "nn_zip_begin: expected a level from 0 to 9, got %d", level);
    for (c = name; *c; c++) if ((unsigned char)*c >= 0x80) flags = 0x800;
    if (level && (s = nn_deflater_open(&w->z, NN_DEFLATE_RAW, level, &w->alloc, err)) != NN_OK) return s;
    s = nni_zip_local(w, name, level ? 8 : 0, flags, size, level ? 0 : size, 0, size >= 0xFF000000u,
                      level ? 1 : 64, err);
    if (s != NN_OK) return s;
    w->open = 1;
    w->want = size;
    return NN_OK;
}
NN_DEF nn_status nn_zip_put(nn_zip_writer *w, const void *data, size_t n, nn_error *err)
{
    nni_zip_made *m;
    const unsigned char *p = (const unsigned char *)data;
    nn_status s = NN_OK;
    if (!w->open || n > w->want)
        return nn_error_set(err, NN_E_ARG,
                        "nn_zip_put: more bytes than the member was announced to have");
    m = &w->made[w->count - 1];
    w->want -= n;
    while (s == NN_OK && n) {  /* in pieces that stay in the cache between sum and write */
        size_t k = n < ((size_t)1 << 18) ? n : (size_t)1 << 18;
        m->crc = nn_crc32(m->crc, p, k);
        if (w->z) {
            w->packed.len = 0;
            s = nn_deflater_put(w->z, p, k, &w->packed, err);
            if (s == NN_OK) s = nn_writer_put(w->w, w->packed.data, w->packed.len, err);
        } else s = nn_writer_put(w->w, p, k, err);
        p += k;
        n -= k;
    }
    return s;
}
NN_DEF nn_status nn_zip_end(nn_zip_writer *w, nn_error *err)
{
    nni_zip_made *m;
    unsigned char b[12], q[16];
    nn_status s = NN_OK;
    if (!w->open || w->want)
        return nn_error_set(err, NN_E_ARG, "nn_zip_end: %llu announced bytes are missing",
                        (unsigned long long)w->want);
    m = &w->made[w->count - 1];
    if (w->z) {
        w->packed.len = 0;
        s = nn_deflater_end(w->z, &w->packed, err);
        if (s == NN_OK) s = nn_writer_put(w->w, w->packed.data, w->packed.len, err);
        nn_deflater_close(w->z);
        w->z = NULL;
        if (s != NN_OK) return s;
    }
    m->packed = nn_writer_tell(w->w) - w->data_at;
    nni_put_le32(b, m->crc);
    nni_put_le32(b + 4, w->zip64 ? NNI_ZIP_ALL : (uint32_t)m->packed);
    nni_put_le32(b + 8, w->zip64 ? NNI_ZIP_ALL : (uint32_t)m->size);
    s = nn_writer_patch(w->w, m->header + 14, b, 12, err);
    if (s == NN_OK && w->zip64) {
        nni_put_le64(q, m->size);
        nni_put_le64(q + 8, m->packed);
        s = nn_writer_patch(w->w, m->header + 30 + m->name_len + 4, q, 16, err);
    }
    w->open = 0;
    return s;
}
NN_DEF nn_status nn_zip_copy(nn_zip_writer *w, nn_zip *from, size_t i, nn_error *err)
{
    const nn_zip_entry *e;
    uint64_t at, left;
    unsigned char buf[4096];
    nn_status s;
    if (w->open) return nn_error_set(err, NN_E_ARG, "nn_zip_copy: the member before was not ended");
    if ((s = nn_zip_data_offset(from, i, &at, err)) != NN_OK) return s;
    e = nn_zip_at(from, i);
    s = nni_zip_local(w, e->name, e->method, e->flags & 0x800, e->size, e->packed, e->crc,
                      e->size >= 0xFF000000u || e->packed >= 0xFF000000u, e->method ? 1 : 64, err);
    for (left = e->packed; s == NN_OK && left; ) {
        size_t k = left < sizeof buf ? (size_t)left : sizeof buf;
        s = nn_reader_read_at(from->r, at, buf, k, err);
        if (s == NN_OK) s = nn_writer_put(w->w, buf, k, err);
        at += k;
        left -= k;
    }
    return s;
}
NN_DEF nn_status nn_zip_commit(nn_zip_writer *w, nn_error *err)
{
    uint64_t at = nn_writer_tell(w->w), size;
    nn_status s = NN_OK;
    unsigned char h[98];
    size_t i, x;
    int big;
    if (w->open) s = nn_error_set(err, NN_E_ARG, "nn_zip_commit: the last member was not ended");
    for (i = 0; i < w->count && s == NN_OK; i++) {
        const nni_zip_made *m = &w->made[i];
        int z64 = m->size >= 0xFF000000u || m->packed >= 0xFF000000u;
        memset(h, 0, sizeof h);
        x = 0;
        if (z64) { nni_put_le64(h + 50, m->size); nni_put_le64(h + 58, m->packed); x = 16; }
        if (m->header >= NNI_ZIP_ALL) { nni_put_le64(h + 50 + x, m->header); x += 8; }
        if (x) { nni_put_le16(h + 46, 1); nni_put_le16(h + 48, (uint32_t)x); x += 4; }
        nni_put_le32(h, 0x02014b50);
        nni_put_le16(h + 4, 3 << 8 | (x ? 45 : 20));    /* made on Unix */
        nni_put_le16(h + 6, x ? 45 : 20);
        nni_put_le16(h + 8, m->flags);
        nni_put_le16(h + 10, m->method);
        nni_put_le16(h + 14, 0x21);
        nni_put_le32(h + 16, m->crc);
        nni_put_le32(h + 20, z64 ? NNI_ZIP_ALL : (uint32_t)m->packed);
        nni_put_le32(h + 24, z64 ? NNI_ZIP_ALL : (uint32_t)m->size);
        nni_put_le16(h + 28, (uint32_t)m->name_len);
        nni_put_le16(h + 30, (uint32_t)x);
        nni_put_le32(h + 38, 0600u << 16);
        nni_put_le32(h + 42, m->header >= NNI_ZIP_ALL ? NNI_ZIP_ALL : (uint32_t)m->header);
        s = nn_writer_put(w->w, h, 46, err);
        if (s == NN_OK) s = nn_writer_put(w->w, w->names.data + m->name, m->name_len, err);
        if (s == NN_OK) s = nn_writer_put(w->w, h + 46, x, err);
    }
    size = nn_writer_tell(w->w) - at;
    big = w->count >= 0xFFFF || at >= NNI_ZIP_ALL || size >= NNI_ZIP_ALL;
    memset(h, 0, sizeof h);
    if (big) {
        nni_put_le32(h, 0x06064b50);
        nni_put_le64(h + 4, 44);
        nni_put_le16(h + 12, 3 << 8 | 45);
        nni_put_le16(h + 14, 45);
        nni_put_le64(h + 24, w->count);
        nni_put_le64(h + 32, w->count);
        nni_put_le64(h + 40, size);
        nni_put_le64(h + 48, at);
        nni_put_le32(h + 56, 0x07064b50);
        nni_put_le64(h + 64, at + size);
        nni_put_le32(h + 72, 1);
        if (s == NN_OK) s = nn_writer_put(w->w, h, 76, err);
    }
    memset(h, 0, sizeof h);
    nni_put_le32(h, 0x06054b50);
    nni_put_le16(h + 8, big ? 0xFFFF : (uint32_t)w->count);
    nni_put_le16(h + 10, big ? 0xFFFF : (uint32_t)w->count);
    nni_put_le32(h + 12, big ? NNI_ZIP_ALL : (uint32_t)size);
    nni_put_le32(h + 16, big ? NNI_ZIP_ALL : (uint32_t)at);
    if (s == NN_OK) s = nn_writer_put(w->w, h, 22, err);
    if (s == NN_OK) s = nn_writer_commit(w->w, err);
    else nn_writer_abort(w->w);
    nni_zip_writer_free(w);
    return s;
}
#endif /* NN_NO_ZIP */

/* ---- [NPY] -------------------------------------------------------------- */
#ifndef NN_NO_NPY
NNI_FN nn_status nni_npy_bad(const nni_src *s, nn_error *err, nn_status st, size_t at, const char *what)
{
    return nni_err_at(err, st, s->name, at, "%s", what);
}
/* the header's Python literal: a cursor that skips blanks */
typedef struct nni_py { const char *p, *end, *begin; } nni_py;
NNI_FN int nni_py_ch(nni_py *c, char want)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t' || *c->p == '\r')) c->p++;
    if (c->p == c->end || *c->p != want) return 0;
    c->p++;
    return 1;
}
NNI_FN int nni_py_text(nni_py *c, const char **s, size_t *n)
{
    char q;
    if (nni_py_ch(c, '\'')) q = '\''; else if (nni_py_ch(c, '"')) q = '"'; else return 0;
    for (*s = c->p; c->p < c->end && *c->p != q; c->p++) if (*c->p == '\\') return 0;
    if (c->p == c->end) return 0;
    *n = (size_t)(c->p++ - *s);
    return 1;
}
NNI_FN int nni_py_size(nni_py *c, uint64_t *v)
{
    const char *from;
    (void)nni_py_ch(c, 0);
    for (from = c->p, *v = 0; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
        if (*v > (UINT64_MAX - 9) / 10) return 0;
        *v = *v * 10 + (uint64_t)(*c->p - '0');
    }
    if (c->p == from) return 0;
    if (c->p < c->end && *c->p == 'L') c->p++;          /* Python 2 */
    return 1;
}
/* c behind the bracket that closes the one before it; quoted text is passed over */
NNI_FN int nni_py_bracket(nni_py *c)
{
    size_t depth = 1;
    for (; depth && c->p < c->end; c->p++) {
        const char q = *c->p;
        if (q == '\'' || q == '"') {
            for (c->p++; c->p < c->end && *c->p != q; c->p++) if (*c->p == '\\') return 0;
            if (c->p == c->end) return 0;
        } else if (q == '[') depth++;
        else if (q == ']') depth--;
    }
    return !depth;
}
/* type: NULL, or gets descr as it stands, a list of fields with its brackets; then it is not looked at, and
 * info says shape and order alone */
NNI_FN nn_status nni_npy_head(nni_src *src, nn_npy_info *info, nn_buf *type, const nn_alloc *alloc, nn_error *err)
{
    unsigned char h[12];
    char *text, nb[64];
    const char *why = NULL, *key, *descr = NULL;
    size_t n, got, head, key_n = 0, descr_n = 0, count, bytes;
    int have_f = 0, have_s = 0;
    nni_py c;
    nn_npy_info r;
    nn_status s;
    memset(&r, 0, sizeof r);
    if ((s = nni_src_get(src, h, 10, &got, err)) != NN_OK) return s;
    if (got < 10 || memcmp(h, "\x93NUMPY", 6) != 0)
        return nni_npy_bad(src, err, NN_E_FORMAT, 0,
                           got < 6 || memcmp(h, "\x93NUMPY", 6) ?
                               "not a .npy array: no magic bytes" :
                               "cut short in the header");
    if (h[6] < 1 || h[6] > 3 || h[7] != 0)
        return nn_error_at(err, NN_E_UNSUPPORTED, 6, 0, 0,
                           "%s: byte 6: expected version 1.0, 2.0 or 3.0, got %d.%d",
                           nni_name(nb, src->name), h[6], h[7]);
    head = 10;
    n = nni_le16(h + 8);
    if (h[6] >= 2) {
        if ((s = nni_src_get(src, h + 10, 2, &got, err)) != NN_OK) return s;
        if (got < 2) return nni_npy_bad(src, err, NN_E_FORMAT, 10, "cut short in the header");
        n = nni_le32(h + 8);
        head = 12;
    }
    if (n > NN_MAX_NPY_HEADER)
        return nn_error_at(err, NN_E_LIMIT, 8, 0, 0,
                           "%s: byte 8: expected at most %d bytes of header, got %zu",
                           nni_name(nb, src->name), NN_MAX_NPY_HEADER, n);
    text = (char *)nn_mem_alloc(n + 1, alloc);
    if (!text) return nni_err(err, NN_E_NOMEM, src->name, "out of memory for the header");
    s = nni_src_get(src, text, n, &got, err);
    if (s == NN_OK && got < n)
        s = nni_npy_bad(src, err, NN_E_FORMAT, head + got, "cut short in the header");
    if (s != NN_OK) { nn_mem_free(text, n + 1, alloc); return s; }
    text[n] = 0;
    c.begin = c.p = text;
    c.end = text + n;
    if (!nni_py_ch(&c, '{')) why = "expected '{'";
    while (!why && !nni_py_ch(&c, '}')) {
        if (!nni_py_text(&c, &key, &key_n) || !nni_py_ch(&c, ':')) {
            why = "expected a quoted key and ':'";
            break;
        }
        if (key_n == 5 && memcmp(key, "descr", 5) == 0) {
            if (descr) { why = "key 'descr' twice"; break; }
            if (nni_py_ch(&c, '[') && type) {
                descr = c.p - 1;
                if (!nni_py_bracket(&c)) { why = "a list of fields that does not end"; break; }
                descr_n = (size_t)(c.p - descr);
            } else if (c.p > c.begin && c.p[-1] == '[') {  /* structured: collect the field names for the message */
                char names[96];
                size_t used = 0, depth = 1, k;
                const char *f;
                while (depth && c.p < c.end) {
                    if (nni_py_ch(&c, '[')) { depth++; continue; }
                    if (nni_py_ch(&c, ']')) { depth--; continue; }
                    if (nni_py_ch(&c, '(') && depth == 1 && nni_py_text(&c, &f, &k)) {
                        if (used + k + 4 < sizeof names && k) {
                            if (used) { memcpy(names + used, ", ", 2); used += 2; }
                            memcpy(names + used, f, k);
                            used += k;
                        }
                        continue;
                    }
                    if (c.p < c.end) c.p++;
                }
                names[used] = 0;
                s = nni_err_at(err, NN_E_UNSUPPORTED, src->name, head,
                               "structured arrays are not supported, fields: %s", names);
                nn_mem_free(text, n + 1, alloc);
                return s;
            }
            if (!descr && !nni_py_text(&c, &descr, &descr_n)) { why = "descr is not text"; break; }
        } else if (key_n == 13 && memcmp(key, "fortran_order", 13) == 0) {
            if (have_f) { why = "key 'fortran_order' twice"; break; }
            have_f = 1;
            (void)nni_py_ch(&c, 0);
            if (c.end - c.p >= 4 && memcmp(c.p, "True", 4) == 0) { r.fortran = 1; c.p += 4; }
            else if (c.end - c.p >= 5 && memcmp(c.p, "False", 5) == 0) c.p += 5;
            else why = "fortran_order is neither True nor False";
        } else if (key_n == 5 && memcmp(key, "shape", 5) == 0) {
            if (have_s) { why = "key 'shape' twice"; break; }
            have_s = 1;
            if (!nni_py_ch(&c, '(')) { why = "shape is not a tuple"; break; }
            while (!nni_py_ch(&c, ')')) {
                uint64_t v;
                if (!nni_py_size(&c, &v)) { why = "expected a size in shape"; break; }
                if (v > SIZE_MAX) { why = "size in shape too large"; break; }
                if (r.ndim == NN_MAX_DIMS) {
                    s = nni_err_at(err, NN_E_LIMIT, src->name, head,
                                   "expected at most %d dimensions, got more", NN_MAX_DIMS);
                    nn_mem_free(text, n + 1, alloc);
                    return s;
                }
                r.shape[r.ndim++] = (size_t)v;
                if (!nni_py_ch(&c, ',')) {
                    if (r.ndim == 1) why = "shape is not a tuple";
                    else if (!nni_py_ch(&c, ')')) why = "expected ',' or ')' in shape";
                    break;
                }
            }
        } else why = "unknown key";
        if (!why && !nni_py_ch(&c, ',')) { if (!nni_py_ch(&c, '}')) why = "expected ',' or '}'"; break; }
    }
    if (!why && (!descr || !have_f || !have_s))
        why = !descr  ? "key 'descr' is missing" :
              !have_f ? "key 'fortran_order' is missing" :
                        "key 'shape' is missing";
    if (!why) { (void)nni_py_ch(&c, 0); if (c.p != c.end) why = "text behind the dictionary"; }
    if (why)
        s = nni_err_at(err, NN_E_FORMAT, src->name, head + (size_t)(c.p - c.begin),
                       "bad header: %s", why);
    else if (type) {
        r.header = head + n;
        *info = r;
        s = nn_buf_put(type, descr, descr_n, err);
    } else if ((why = nni_npy_dtype(descr, descr_n, &r)) != NULL) {
        r.dtype = NN_DTYPE_NONE;                        /* the header is known all the same */
        r.header = head + n;
        *info = r;
        s = nni_err_at(err, NN_E_UNSUPPORTED, src->name, head, "dtype '%.*s': %s",
                       (int)(descr_n < 24 ? descr_n : 24), descr, why);
    } else if (!nni_shape_bytes(r.itemsize, r.ndim, r.shape, &count, &bytes))
        s = nni_err_at(err, NN_E_FORMAT, src->name, head, "the product of the shape overflows");
    else {
        r.header = head + n;
        r.bytes = bytes;
        *info = r;
    }
    nn_mem_free(text, n + 1, alloc);
    return s;
}
NNI_FN nn_status nni_npy_header(nni_src *src, nn_npy_info *info, const nn_alloc *alloc, nn_error *err)
{
    return nni_npy_head(src, info, NULL, alloc, err);
}
/* what reads an object array (nn_file_opts.objects), or NULL */
typedef nn_status (*nni_npy_objects)(void *, nn_tensor *, const nn_npy_info *, const nn_alloc *);
NNI_FN nn_status nni_npy_array(nni_src *src, nn_tensor *t, uint64_t limit, nni_npy_objects objects,
                               const nn_alloc *alloc, nn_error *err)
{
    nn_npy_info info = NN_ZERO;
    nn_tensor r = NN_ZERO;
    nn_status s = nni_npy_header(src, &info, alloc, err);
    if (s == NN_E_UNSUPPORTED && objects && info.header && objects(src, t, &info, alloc) == NN_OK)
        return NN_OK;
    if (s == NN_OK)
        s = nni_src_tensor(src, &r, info.dtype, info.itemsize, info.ndim, info.shape, limit, alloc,
                           err);
    if (s == NN_OK) s = nn_npy_settle(&r, info.fortran, info.swapped, src->name, err);
    if (s != NN_OK) { nn_tensor_free(&r); return s; }
    *t = r;
    return NN_OK;
}
NN_DEF nn_status nn_npy_peek(nn_npy_info *info, nn_reader *r, nn_error *err)
{
    nni_src src;
    nn_alloc a = r->alloc;
    nni_src_reader(&src, r);
    return nni_npy_header(&src, info, &a, err);
}
NN_DEF nn_status nn_npy_data(nn_tensor *t, const nn_npy_info *f, nn_reader *r, const nn_alloc *alloc,
                             nn_error *err)
{
    nni_src src;
    nn_tensor x = NN_ZERO;
    nn_status s;
    nni_src_reader(&src, r);
    s = nni_src_tensor(&src, &x, f->dtype, f->itemsize, f->ndim, f->shape, 0, alloc, err);
    if (s == NN_OK) s = nn_npy_settle(&x, f->fortran, f->swapped, src.name, err);
    if (s != NN_OK) nn_tensor_free(&x);
    else *t = x;
    return s;
}
NN_DEF nn_status nn_npy_read_from(nn_tensor *t, nn_reader *r, const nn_alloc *alloc, nn_error *err)
{
    nni_src src;
    nni_src_reader(&src, r);
    return nni_npy_array(&src, t, 0, NULL, alloc, err);
}
NN_DEF nn_status nn_npy_read(nn_tensor *t, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_reader *r;
    nni_src src;
    nn_alloc a = nni_alloc_of(opts);
    nn_tensor x = NN_ZERO;
    nn_status s = nn_reader_open(&r, path, opts, err);
    if (s != NN_OK) return s;
    nni_src_reader(&src, r);
    s = nni_npy_array(&src, &x, 0, opts ? opts->objects : NULL, &a, err);
    if (s == NN_OK) s = nn_reader_ended(r, "array", err);
    nn_reader_close(r);
    if (s != NN_OK) nn_tensor_free(&x);
    else *t = x;
    return s;
}
/* ---- structured arrays: one entry per field that has no fields itself */
typedef struct nni_npy_leaf {
    nn_npy_info info;                      /* type of an item */
    size_t at;                             /* of its first item in the record */
    size_t ndim, shape[NN_MAX_DIMS], step[NN_MAX_DIMS];    /* its own dimensions; step in bytes */
    size_t name;                           /* place of its name */
    const char *why;                       /* NULL, or why it is not read */
    char unit[40];                         /* of dates */
} nni_npy_leaf;
typedef struct nni_npy_plan {
    nni_py c;
    nn_buf leaves, names;
    size_t size;                           /* bytes of a record */
} nni_npy_plan;
/* The type of a leaf: also dates, and the size of what is not read. NULL, or why the whole array is not. */
NNI_FN const char *nni_npy_leaf_type(nni_npy_leaf *l, const char *s, size_t n)
{
    const char *kind = s;
    size_t i;
    l->why = nni_npy_dtype(s, n, &l->info);
    if (!l->why) return NULL;
    if (n && strchr("<>|=", *s)) { kind++; n--; }
    if (n >= 2 && (*kind == 'M' || *kind == 'm') && kind[1] == '8' && n < 24) {      /* M8, M8[ns], m8[25s] */
        for (i = 2; i < n; i++)
            if (!strchr("[]0123456789", kind[i]) && !(kind[i] >= 'A' && kind[i] <= 'Z') &&
                !(kind[i] >= 'a' && kind[i] <= 'z')) return l->why;
        (void)snprintf(l->unit, sizeof l->unit, "%s%.*s", *kind == 'M' ? "datetime64" : "timedelta64", (int)(n - 2),
                       kind + 2);
        l->info.dtype = NN_I64;
        l->info.itemsize = 8;
        l->why = NULL;
        return NULL;
    }
    if (n < 2 || !strchr("Vfc", *kind)) return l->why;
    for (l->info.itemsize = 0, i = 1; i < n; i++) {
        if (kind[i] < '0' || kind[i] > '9' || l->info.itemsize > ((size_t)1 << 28)) return "unknown dtype";
        l->info.itemsize = l->info.itemsize * 10 + (size_t)(kind[i] - '0');
    }
    return NULL;
}
/* dims in front of those of the leaf, `bytes` apart */
NNI_FN void nni_npy_leaf_repeat(nni_npy_leaf *l, size_t ndim, const size_t *shape, size_t bytes)
{
    size_t d;
    if (l->ndim + ndim > NN_MAX_DIMS) {
        l->why = "more than 8 dimensions";
        return;
    }
    memmove(l->shape + ndim, l->shape, l->ndim * sizeof *l->shape);
    memmove(l->step + ndim, l->step, l->ndim * sizeof *l->step);
    for (d = ndim; d-- > 0; bytes *= shape[d]) {
        l->shape[d] = shape[d];
        l->step[d] = bytes;
    }
    l->ndim += ndim;
}
/* "(2, 3)" into shape; 0: no shape, or one of more than NN_MAX_DIMS dimensions */
NNI_FN int nni_py_shape(nni_py *c, size_t *ndim, size_t *shape)
{
    *ndim = 0;
    if (!nni_py_ch(c, '(')) return 0;
    while (!nni_py_ch(c, ')')) {
        uint64_t v;
        if (*ndim == NN_MAX_DIMS || !nni_py_size(c, &v) || v > SIZE_MAX) return 0;
        shape[(*ndim)++] = (size_t)v;
        if (nni_py_ch(c, ',')) continue;
        return nni_py_ch(c, ')');
    }
    return 1;
}
/* The fields of a list whose bracket is open, from byte *at of the record on, which moves behind them; names begin
 * with those before them. NULL, or what is wrong. */
NNI_FN const char *nni_npy_fields(nni_npy_plan *p, const char *before, size_t *at, int depth, nn_status *st)
{
    nni_py *c = &p->c;
    if (depth > NN_MAX_NPY_NESTING) { *st = NN_E_LIMIT; return "fields in more than 8 fields"; }
    while (!nni_py_ch(c, ']')) {
        const char *name, *type = NULL, *why;
        const size_t from = p->leaves.len / sizeof(nni_npy_leaf), begin = *at;
        size_t n, type_n = 0, ndim = 0, shape[NN_MAX_DIMS], size, count = 1, d, i;
        char *full;
        nni_npy_leaf l;
        int titled;
        memset(&l, 0, sizeof l);
        if (!nni_py_ch(c, '(')) return "expected a field";
        titled = nni_py_ch(c, '(');                      /* ('title', 'name') */
        if (titled && (!nni_py_text(c, &name, &n) || !nni_py_ch(c, ','))) return "expected a field's title";
        if (!nni_py_text(c, &name, &n) || (titled && !nni_py_ch(c, ')')) || !nni_py_ch(c, ','))
            return "expected a field's name";
        l.name = p->names.len;
        *st = nn_buf_text(&p->names, before, NULL);
        if (*st == NN_OK && *before) *st = nn_buf_text(&p->names, ".", NULL);
        if (*st == NN_OK) *st = nn_buf_put(&p->names, name, n, NULL);
        if (*st == NN_OK) *st = nn_buf_put(&p->names, "", 1, NULL);
        if (*st != NN_OK) return *st == NN_E_LIMIT ? "names of fields of more than 4 MiB" : "out of memory";
        *st = NN_E_FORMAT;
        if (nni_py_ch(c, '[')) {
            nn_alloc a = p->names.alloc;
            const size_t room = p->names.len - l.name;
            *st = NN_E_NOMEM;
            if ((full = (char *)nn_mem_alloc(room, &a)) == NULL) return "out of memory";
            *st = NN_E_FORMAT;
            memcpy(full, p->names.data + l.name, room);
            why = nni_npy_fields(p, full, at, depth + 1, st);
            nn_mem_free(full, room, &a);
            if (why) return why;
            size = *at - begin;
        } else {
            if (!nni_py_text(c, &type, &type_n)) return "expected a field's type";
            l.at = *at;
            if ((why = nni_npy_leaf_type(&l, type, type_n)) != NULL) { *st = NN_E_UNSUPPORTED; return why; }
            size = l.info.itemsize;
            if (n && nn_buf_put(&p->leaves, &l, sizeof l, NULL) != NN_OK) { *st = NN_E_NOMEM; return "out of memory"; }
        }
        if (nni_py_ch(c, ',') && !nni_py_ch(c, ')')) {
            if (!nni_py_shape(c, &ndim, shape)) return "expected a field's shape";
            (void)nni_py_ch(c, ',');
            if (!nni_py_ch(c, ')')) return "expected ')' behind a field";
        } else if (c->p[-1] != ')' && !nni_py_ch(c, ')')) return "expected ')' behind a field";
        for (d = 0; d < ndim; d++) if (!nn_size_mul(count, shape[d], &count)) return "a field that is too large";
        if (!nn_size_mul(count, size, &count) || count > SIZE_MAX / 2 - begin) return "a field that is too large";
        for (i = from; ndim && i < p->leaves.len / sizeof l; i++)
            nni_npy_leaf_repeat((nni_npy_leaf *)(void *)p->leaves.data + i, ndim, shape, size);
        *at = begin + count;
        if (!nni_py_ch(c, ',')) return nni_py_ch(c, ']') ? NULL : "expected ',' or ']' behind a field";
    }
    return NULL;
}
/* one leaf out of all records, in C order */
NNI_FN nn_status nni_npy_leaf_read(nn_tensor *t, const nni_npy_leaf *l, const nn_npy_info *f, size_t record,
                                   const unsigned char *raw, const char *name, const nn_alloc *alloc, nn_error *err)
{
    size_t shape[NN_MAX_DIMS], idx[NN_MAX_DIMS] = { 0 }, sub[NN_MAX_DIMS] = { 0 }, step[NN_MAX_DIMS], d, n, k, w = l->info.itemsize;
    unsigned char *to;
    nn_status s;
    memcpy(shape, f->shape, f->ndim * sizeof *shape);
    memcpy(shape + f->ndim, l->shape, l->ndim * sizeof *shape);
    s = nn_tensor_raw(t, l->info.dtype, l->info.dtype == NN_UCS4 ? w / 4 : l->info.dtype == NN_BYTES ? w : 0,
                      f->ndim + l->ndim, shape, alloc, err);
    if (s != NN_OK) return s;
    n = w ? nn_tensor_count(t) : 0;
    to = (unsigned char *)t->data;
    for (d = 0, k = record; d < f->ndim; d++) {          /* bytes between neighbours along d */
        const size_t i = f->fortran ? d : f->ndim - 1 - d;
        step[i] = k;
        k *= f->shape[i];
    }
    while (n) {
        const unsigned char *from = raw + l->at;
        for (d = 0; d < f->ndim; d++) from += idx[d] * step[d];
        do {                                            /* the items of one record */
            const unsigned char *item = from;
            for (d = 0; d < l->ndim; d++) item += sub[d] * l->step[d];
            memcpy(to, item, w);
            to += w;
            n--;
            for (d = l->ndim; d-- > 0; sub[d] = 0) if (++sub[d] < l->shape[d]) break;
        } while (d != SIZE_MAX);
        for (d = f->ndim; d-- > 0; idx[d] = 0) if (++idx[d] < f->shape[d]) break;
    }
    return nn_npy_settle(t, 0, l->info.swapped, name, err);
}
NNI_FN nn_status nni_npy_parts(nni_src *src, const nn_npy_parts *to, const char *name, uint64_t limit,
                               const nn_alloc *alloc, nn_error *err)
{
    nni_npy_plan p;
    nn_buf type = NN_ZERO;
    nn_npy_info f = NN_ZERO;
    nn_tensor raw = NN_ZERO;
    nn_status s, st = NN_E_FORMAT;
    const char *why = NULL;
    size_t i, bytes = 0, count;
    memset(&p, 0, sizeof p);
    type.alloc = p.leaves.alloc = p.names.alloc = *alloc;
    p.names.limit = (size_t)4 << 20;                     /* a long name stands before each of its fields */
    if ((s = nni_npy_head(src, &f, &type, alloc, err)) != NN_OK) { nn_buf_free(&type); return s; }
    p.c.p = p.c.begin = (const char *)type.data;
    p.c.end = p.c.p + type.len;
    if (nni_py_ch(&p.c, '[')) why = nni_npy_fields(&p, name, &p.size, 0, &st);
    else {
        nni_npy_leaf l;
        memset(&l, 0, sizeof l);
        st = NN_E_UNSUPPORTED;
        why = nni_npy_leaf_type(&l, p.c.p, type.len);
        p.size = l.info.itemsize;
        if (!why && (nn_buf_text(&p.names, name, NULL) != NN_OK || nn_buf_put(&p.leaves, &l, sizeof l, NULL) != NN_OK)) {
            st = NN_E_NOMEM;
            why = "out of memory";
        }
    }
    if (why) s = nni_err_at(err, st, src->name, f.header, "%s", why);
    else if (!nni_shape_bytes(p.size, f.ndim, f.shape, &count, &bytes))
        s = nni_err_at(err, NN_E_FORMAT, src->name, f.header, "the product of the shape overflows");
    else s = nni_src_tensor(src, &raw, NN_U8, 1, 1, &bytes, limit, alloc, err);
    for (i = 0; s == NN_OK && i < p.leaves.len / sizeof(nni_npy_leaf); i++) {
        nni_npy_leaf *l = (nni_npy_leaf *)(void *)p.leaves.data + i;
        const char *full = (const char *)p.names.data + l->name;
        const size_t before = to->arrays->count;
        nn_tensor t = NN_ZERO;
        char nb[64];
        if (!l->why && f.ndim + l->ndim > NN_MAX_DIMS) l->why = "more than 8 dimensions";
        if (l->why && to->left) {
            s = nni_left(to->left, full, l->why, err);
            continue;
        }
        if (l->why) s = nni_err_at(err, NN_E_UNSUPPORTED, src->name, f.header, "field '%s': %s", nni_name(nb, full), l->why);
        if (s == NN_OK) s = nni_npy_leaf_read(&t, l, &f, p.size, (const unsigned char *)raw.data, src->name, alloc, err);
        if (s == NN_OK) s = nn_dict_put(to->arrays, full, &t, err);
        nn_tensor_free(&t);
        if (s == NN_OK && to->arrays->count == before)
            s = nni_err_at(err, NN_E_FORMAT, src->name, f.header, "two fields are called '%s'", nni_name(nb, full));
        if (s == NN_OK && to->units) s = nn_buf_put(to->units, l->unit, strlen(l->unit) + 1, err);
    }
    nn_tensor_free(&raw);
    nn_buf_free(&type);
    nn_buf_free(&p.leaves);
    nn_buf_free(&p.names);
    return s;
}
NN_DEF nn_status nn_npy_read_parts_from(const nn_npy_parts *to, const char *name, nn_reader *r,
                                        const nn_alloc *alloc, nn_error *err)
{
    static const nn_alloc libc = NN_ZERO;
    nni_src src;
    nni_src_reader(&src, r);
    return nni_npy_parts(&src, to, name, 0, alloc ? alloc : &libc, err);
}
NN_DEF nn_status nn_npy_read_parts(const nn_npy_parts *to, const char *name, const char *path,
                                   const nn_file_opts *opts, nn_error *err)
{
    nn_reader *r;
    nn_alloc a = nni_alloc_of(opts);
    nn_status s = nn_reader_open(&r, path, opts, err);
    if (s != NN_OK) return s;
    s = nn_npy_read_parts_from(to, name, r, &a, err);
    if (s == NN_OK) s = nn_reader_ended(r, "array", err);
    nn_reader_close(r);
    return s;
}
NN_DEF nn_status nn_npy_header(nn_buf *out, const nn_tensor *t, nn_error *err)
{
    char h[512];
    size_t n = 10, i, grow = 0, pad;
    if (!nni_dtype_row(t->dtype))
        return nn_error_set(err, NN_E_ARG, "nn_npy_write: the tensor has no dtype");
    if (!nni_npy_codes[t->dtype][0])
        return nn_error_set(err, NN_E_UNSUPPORTED, "nn_npy_write: NumPy has no %s: convert to f32 first",
                        nn_dtype_name(t->dtype));
    memcpy(h, "\x93NUMPY\x01\0\0\0{'descr': '", 21);
    n = 21;
    h[n++] = nn_dtype_size(t->dtype) == 1 || t->dtype == NN_BYTES ? '|' : '<';
    memcpy(h + n, nni_npy_codes[t->dtype], strlen(nni_npy_codes[t->dtype]));
    n += strlen(nni_npy_codes[t->dtype]);
    if (t->dtype == NN_UCS4) n += nni_put_dec(h + n, t->itemsize / 4);
    if (t->dtype == NN_BYTES) n += nni_put_dec(h + n, t->itemsize);
    memcpy(h + n, "', 'fortran_order': False, 'shape': (", 37);
    n += 37;
    for (i = 0; i < t->ndim; i++) {
        if (i) { h[n++] = ','; h[n++] = ' '; }
        n += nni_put_dec(h + n, t->shape[i]);
    }
    if (t->ndim == 1) h[n++] = ',';
    memcpy(h + n, "), }", 4);
    n += 4;
    /* room for shape[0] to grow in place, as NumPy leaves */
    if (t->ndim) { char d[20]; grow = 21 - nni_put_dec(d, t->shape[0]); }
    pad = grow + 64 - (n + grow + 1) % 64;
    memset(h + n, ' ', pad);
    n += pad;
    h[n++] = '\n';
    nni_put_le16(h + 8, (uint32_t)(n - 10));
    return nn_buf_put(out, h, n, err);
}
NN_DEF nn_status nn_npy_write_data(nn_writer *w, const nn_tensor *t, nn_error *err)
{
    return nni_put_values(w, NULL, t->data, nn_tensor_bytes(t), nn_dtype_unit(t->dtype), err);
}
NNI_FN nn_status nni_npy_put(nn_writer *w, const nn_tensor *t, const nn_file_opts *o, nn_error *err)
{
    nn_buf h = NN_ZERO;
    nn_status s;
    h.alloc = w->alloc;
    s = nn_npy_header(&h, t, err);
    if (s == NN_OK) s = nn_writer_put(w, h.data, h.len, err);
    if (s == NN_OK) s = nni_put_array(w, NULL, t, o, 0, err);
    nn_buf_free(&h);
    return s;
}
NN_DEF nn_status nn_npy_write_to(nn_writer *w, const nn_tensor *t, nn_error *err)
{
    return nni_npy_put(w, t, NULL, err);
}
NN_DEF nn_status nn_npy_write(const char *path, const nn_tensor *t, const nn_file_opts *opts, nn_error *err)
{
    nn_writer *w;
    nn_status s = nn_writer_open(&w, path, opts, err);
    if (s != NN_OK) return s;
    s = nni_npy_put(w, t, opts, err);
    if (s != NN_OK) { nn_writer_abort(w); return s; }
    return nn_writer_commit(w, err);
}

struct nn_npz {  /* NPZ */
    nn_zip *z;
    nn_alloc alloc;
    uint64_t limit;
    char *names;
    size_t names_room;
    const char **name;
    nn_npy_info *info;
    nni_npy_objects objects;
    void *map;
    size_t map_size;
};
NNI_FN nn_status nni_npz_begin(nn_npz **out, nn_zip *zip, const nn_file_opts *opts, nn_error *err)
{
    nn_alloc a = nni_alloc_of(opts);
    nn_npz *z = (nn_npz *)nni_new(1, sizeof *z, &a);
    size_t n = nn_zip_count(zip), i, room = 0, at = 0;
    if (!z) { nn_zip_close(zip); return nn_error_set(err, NN_E_NOMEM, "nn_npz_open: out of memory"); }
    z->z = zip;
    z->alloc = a;
    z->limit = opts ? opts->limit : 0;
    z->objects = opts ? opts->objects : NULL;
    for (i = 0; i < n; i++) room += strlen(nn_zip_at(zip, i)->name) + 1;
    if (n) {
        z->names = (char *)nn_mem_alloc(room, &a);
        z->names_room = z->names ? room : 0;
        z->name = (const char **)nni_new(n, sizeof *z->name, &a);
        z->info = (nn_npy_info *)nni_new(n, sizeof *z->info, &a);     /* header 0 = not read yet */
        if (!z->names || !z->name || !z->info) {
            nn_npz_close(z);
            return nn_error_set(err, NN_E_NOMEM, "nn_npz_open: out of memory for %zu names", n);
        }
    }
    for (i = 0; i < n; i++) {
        const char *m = nn_zip_at(zip, i)->name;
        size_t len = strlen(m);
        memcpy(z->names + at, m, len + 1);
        z->name[i] = z->names + at;
        if (len >= 4 && strcmp(m + len - 4, ".npy") == 0) z->names[at + len - 4] = 0;
        at += len + 1;
    }
    *out = z;
    return NN_OK;
}
NN_DEF nn_status nn_npz_open(nn_npz **out, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_zip *zip;
    nn_status s;
    *out = NULL;
    if ((s = nn_zip_open(&zip, path, opts, err)) != NN_OK) return s;
    return nni_npz_begin(out, zip, opts, err);
}
NN_DEF nn_status nn_npz_memory(nn_npz **out, const void *data, size_t n, const nn_file_opts *opts,
                               nn_error *err)
{
    nn_zip *zip;
    nn_status s;
    *out = NULL;
    if ((s = nn_zip_memory(&zip, data, n, opts, err)) != NN_OK) return s;
    return nni_npz_begin(out, zip, opts, err);
}
NN_DEF void nn_npz_close(nn_npz *z)
{
    nn_alloc a;
    size_t n;
    if (!z) return;
    a = z->alloc;
    n = nn_zip_count(z->z);
    if (z->map) (void)z->z->r->io->unmap(z->z->r->io->user, z->map, z->map_size);
    nn_zip_close(z->z);
    nn_mem_free(z->names, z->names_room, &a);
    nn_mem_free((void *)z->name, n * sizeof *z->name, &a);
    nn_mem_free(z->info, n * sizeof *z->info, &a);
    nn_mem_free(z, sizeof *z, &a);
}
NN_DEF size_t nn_npz_count(const nn_npz *z) { return nn_zip_count(z->z); }
NN_DEF const char *nn_npz_name(const nn_npz *z, size_t i)
{
    return i < nn_zip_count(z->z) ? z->name[i] : NULL;
}
NN_DEF size_t nn_npz_find(const nn_npz *z, const char *name)
{
    char full[NN_MAX_ZIP_NAME + 8];
    size_t n = strlen(name), i;
    if (n > NN_MAX_ZIP_NAME) return SIZE_MAX;
    memcpy(full, name, n);
    memcpy(full + n, ".npy", 5);
    i = nn_zip_find(z->z, full);
    return i != SIZE_MAX ? i : nn_zip_find(z->z, name);
}
NNI_FN nn_status nni_npz_src(nn_npz *z, size_t i, nni_src *src, nn_error *err)
{
    char nb[64], mb[64];
    if (i >= nn_npz_count(z))
        return nn_error_set(err, NN_E_ARG, "nn_npz: array %zu wanted, the file has %zu", i,
                        nn_npz_count(z));
    memset(src, 0, sizeof *src);
    src->z = z->z;
    src->member = i;
    (void)snprintf(src->name_buf, sizeof src->name_buf, "%s/%s",
                   nni_name(nb, nn_reader_name(z->z->r)), nni_name(mb, nn_zip_at(z->z, i)->name));
    src->name = src->name_buf;
    return NN_OK;
}
NN_DEF nn_status nn_npz_info(nn_npz *z, size_t i, nn_npy_info *info, nn_error *err)
{
    nni_src src;
    nn_status s = nni_npz_src(z, i, &src, err);
    if (s != NN_OK) return s;
    /* kept: a stream in progress is not disturbed again */
    if (z->info[i].header) *info = z->info[i];
    else if ((s = nni_npy_header(&src, info, &z->alloc, err)) == NN_OK) {
        uint64_t left = nn_zip_at(z->z, i)->size - info->header;
        if (info->bytes > left) return nni_src_short(&src, err, info->header, info->bytes, left);
        z->info[i] = *info;
    }
    return s;
}
NNI_FN nn_status nni_npz_trailing(const nni_src *src, nn_error *err)
{
    uint64_t left = 0;
    if (nni_src_left(src, &left) && left)
        return nni_err_at(err, NN_E_FORMAT, src->name, src->at, "bytes follow the array");
    return NN_OK;
}
NN_DEF nn_status nn_npz_get(nn_npz *z, size_t i, nn_tensor *t, nn_error *err)
{
    nni_src src;
    nn_tensor r = NN_ZERO;
    nn_status s = nni_npz_src(z, i, &src, err);
    if (s == NN_OK) s = nni_npy_array(&src, &r, z->limit, z->objects, &z->alloc, err);
    if (s == NN_OK) s = nni_npz_trailing(&src, err);
    if (s != NN_OK) { nn_tensor_free(&r); return s; }
    *t = r;
    return NN_OK;
}
NN_DEF nn_status nn_npz_get_parts(nn_npz *z, size_t i, const nn_npy_parts *to, nn_error *err)
{
    nni_src src;
    nn_status s = nni_npz_src(z, i, &src, err);
    if (s == NN_OK) s = nni_npy_parts(&src, to, z->name[i], z->limit, &z->alloc, err);
    return s == NN_OK ? nni_npz_trailing(&src, err) : s;
}
NN_DEF nn_status nn_npz_get_rows(nn_npz *z, size_t i, size_t first, size_t n, nn_tensor *t, nn_error *err)
{
    nni_src src;
    nn_npy_info f;
    nn_tensor r = NN_ZERO;
    size_t width, row, col, cols = 1, d;
    char *p;
    nn_status s = nni_npz_src(z, i, &src, err);
    if (s == NN_OK) s = nn_npz_info(z, i, &f, err);
    if (s != NN_OK) return s;
    if (f.ndim < 1) return nn_error_set(err, NN_E_ARG, "%s: a scalar has no rows", src.name);
    if (first > f.shape[0] || n > f.shape[0] - first)
        return nn_error_set(err, NN_E_ARG, "%s: rows %zu to %zu wanted, the array has %zu", src.name,
                        first, first + n, f.shape[0]);
    for (d = 1; d < f.ndim; d++) cols *= f.shape[d];
    row = cols * f.itemsize;
    if (z->limit && n * row > z->limit)
        return nn_error_set(err, NN_E_LIMIT, "%s: expected at most %llu bytes of data, got %zu",
                        src.name, (unsigned long long)z->limit, n * row);
    f.shape[0] = n;
    width = f.dtype == NN_UCS4 ? f.itemsize / 4 : f.dtype == NN_BYTES ? f.itemsize : 0;
    if ((s = nn_tensor_raw(&r, f.dtype, width, f.ndim, f.shape, &z->alloc, err)) != NN_OK) return s;
    p = (char *)r.data;
    if (n * row > 0 && (!f.fortran || f.ndim == 1))
        s = nn_zip_read(z->z, i, f.header + (uint64_t)first * row, p, n * row, err);
    else if (n * row > 0)                                   /* Fortran order: the rows lie in pieces, one per column */
        for (col = 0; col < cols && s == NN_OK; col++)
            s = nn_zip_read(z->z, i,
                            f.header + ((uint64_t)col * z->info[i].shape[0] + first) * f.itemsize,
                            p + col * n * f.itemsize, n * f.itemsize, err);
    if (s == NN_OK) s = nn_npy_settle(&r, f.fortran, f.swapped, src.name, err);
    if (s != NN_OK) { nn_tensor_free(&r); return s; }
    *t = r;
    return NN_OK;
}
NN_DEF nn_status nn_npz_get_items(nn_npz *z, size_t i, size_t first, size_t n, nn_tensor *t, nn_error *err)
{
    nni_src src;
    nn_npy_info f;
    nn_tensor r = NN_ZERO;
    uint64_t count;
    nn_status s = nni_npz_src(z, i, &src, err);
    if (s == NN_OK) s = nn_npz_info(z, i, &f, err);
    if (s != NN_OK) return s;
    count = f.itemsize ? f.bytes / f.itemsize : 0;
    if (f.fortran && f.ndim > 1)
        return nn_error_set(err, NN_E_UNSUPPORTED, "%s: items by number: the array is in Fortran order",
                        src.name);
    if (first > count || n > count - first)
        return nn_error_set(err, NN_E_ARG, "%s: items %zu to %zu wanted, the array has %llu", src.name,
                        first, first + n, (unsigned long long)count);
    if (z->limit && n * f.itemsize > z->limit)
        return nn_error_set(err, NN_E_LIMIT, "%s: expected at most %llu bytes of data, got %zu",
                        src.name, (unsigned long long)z->limit, n * f.itemsize);
    s = nn_tensor_raw(&r, f.dtype,
                      f.dtype == NN_UCS4  ? f.itemsize / 4 :
                      f.dtype == NN_BYTES ? f.itemsize :
                                            0,
                      1, &n, &z->alloc, err);
    if (s == NN_OK && n * f.itemsize > 0)
        s = nn_zip_read(z->z, i, f.header + (uint64_t)first * f.itemsize, r.data, n * f.itemsize,
                        err);
    if (s == NN_OK) s = nn_npy_settle(&r, 0, f.swapped, src.name, err);
    if (s != NN_OK) { nn_tensor_free(&r); return s; }
    *t = r;
    return NN_OK;
}
NN_DEF nn_status nn_npz_map(nn_npz *z, size_t i, nn_tensor *view, nn_error *err)
{
    nni_src src;
    nn_npy_info f;
    nn_tensor v = NN_ZERO;
    uint64_t at;
    size_t d;
    int e;
    const char *why = NULL;
    nn_status s = nni_npz_src(z, i, &src, err);
    if (s == NN_OK) s = nn_npz_info(z, i, &f, err);
    if (s == NN_OK) s = nn_zip_data_offset(z->z, i, &at, err);
    if (s != NN_OK) return s;
    at += f.header;
    if (z->z->r->is_mem || !z->z->r->is_open) why = "the archive is in memory";
    else if (nn_zip_at(z->z, i)->method != 0) why = "the member is compressed";
    else if (f.swapped) why = "the member has the other byte order";
    else if (f.fortran && f.ndim > 1) why = "the member is in Fortran order";
    else if (f.itemsize && at % nn_dtype_unit(f.dtype))
        why = "the member is not aligned";
    else if (z->z->size > SIZE_MAX) why = "the file is larger than the address space";
    if (why) return nn_error_set(err, NN_E_UNSUPPORTED, "%s: cannot be mapped: %s", src.name, why);
    if (!z->map) {
        if ((e = z->z->r->io->map(z->z->r->io->user, z->z->r->h, (size_t)z->z->size, &z->map)) !=
            0) {
            z->map = NULL;
            return nni_io_fail(err, nn_reader_name(z->z->r), "cannot map", e);
        }
        z->map_size = (size_t)z->z->size;
    }
    v.data = (unsigned char *)z->map + at;
    v.dtype = f.dtype;
    v.itemsize = f.itemsize;
    v.ndim = f.ndim;
    for (d = 0; d < f.ndim; d++) v.shape[d] = f.shape[d];
    *view = v;
    return NN_OK;
}
NN_DEF nn_status nn_npz_read(nn_dict *d, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_dict r = NN_ZERO;
    nn_npz *z;
    size_t i;
    nn_status s;
    char nb[64], mb[64];
    if (opts) o = *opts;
    if (d->alloc.alloc) o.alloc = d->alloc;
    if ((s = nn_npz_open(&z, path, &o, err)) != NN_OK) return s;
    r.alloc = d->alloc;
    for (i = 0; i < nn_npz_count(z) && s == NN_OK; i++) {
        nn_tensor t = NN_ZERO;
        const char *full = nn_zip_at(z->z, i)->name;
        if (strcmp(full, nn_npz_name(z, i)) == 0)
            s = nn_error_set(err, NN_E_UNSUPPORTED, "%s/%s: not an array: the name does not end in .npy",
                         nni_name(nb, path), nni_name(mb, full));
        else s = nn_npz_get(z, i, &t, err);
        if (o.left && (s == NN_E_UNSUPPORTED || s == NN_E_LIMIT)) {
            s = nni_left(o.left, nn_npz_name(z, i), err ? err->msg : "not read", err);
            continue;
        }
        if (s == NN_OK) s = nn_dict_put(&r, nn_npz_name(z, i), &t, err);
        nn_tensor_free(&t);
    }
    nn_npz_close(z);
    if (s != NN_OK) { nn_dict_free(&r); return s; }
    *d = r;
    return NN_OK;
}
/* unit: of the array that comes in pieces */
struct nn_npz_writer { nn_zip_writer *w; nn_alloc alloc; nn_buf head; size_t row, left, unit; };
NN_DEF nn_status nn_npz_create(nn_npz_writer **out, const char *path, int append,
                               const nn_file_opts *opts, nn_error *err)
{
    nn_alloc a = nni_alloc_of(opts);
    nn_npz_writer *w;
    nn_zip *old = NULL;
    nn_status s = NN_OK;
    size_t i;
    *out = NULL;
    if (append && nn_file_exists(path, opts) && (s = nn_zip_open(&old, path, opts, err)) != NN_OK) return s;
    w = (nn_npz_writer *)nni_new(1, sizeof *w, &a);
    if (!w) { nn_zip_close(old); return nn_error_set(err, NN_E_NOMEM, "nn_npz_create: out of memory"); }
    w->alloc = w->head.alloc = a;
    s = nn_zip_create(&w->w, path, opts, err);
    for (i = 0; old && i < nn_zip_count(old) && s == NN_OK; i++) s = nn_zip_copy(w->w, old, i, err);
    nn_zip_close(old);
    if (s != NN_OK) { nn_npz_abort(w); return s; }
    *out = w;
    return NN_OK;
}
NN_DEF nn_status nn_npz_begin(nn_npz_writer *w, const char *name, nn_dtype dtype, size_t ndim,
                              const size_t *shape, int level, nn_error *err)
{
    nn_tensor t = NN_ZERO;
    char full[NN_MAX_ZIP_NAME + 8], nb[64];
    size_t n = strlen(name), i, count, bytes;
    nn_status s;
    if (n + 4 > NN_MAX_ZIP_NAME)
        return nn_error_set(err, NN_E_LIMIT, "nn_npz_put: name longer than %d bytes",
                        NN_MAX_ZIP_NAME - 4);
    if (nn_dtype_size(dtype) == 0)
        return nn_error_set(err, NN_E_ARG, "nn_npz_begin: text goes through nn_npz_put: '%s'",
                        nni_name(nb, name));
    if (ndim > NN_MAX_DIMS || !nni_shape_bytes(nn_dtype_size(dtype), ndim, shape, &count, &bytes))
        return nn_error_set(err, NN_E_ARG, "nn_npz_begin: shape of '%s' is too large",
                        nni_name(nb, name));
    memcpy(full, name, n);
    memcpy(full + n, ".npy", 5);
    t.dtype = dtype;
    t.itemsize = nn_dtype_size(dtype);
    t.ndim = ndim;
    for (i = 0; i < ndim; i++) t.shape[i] = shape[i];
    w->unit = nn_dtype_unit(dtype);
    w->head.len = 0;
    s = nn_npy_header(&w->head, &t, err);
    if (s == NN_OK) s = nn_zip_begin(w->w, full, (uint64_t)w->head.len + bytes, level, err);
    if (s == NN_OK) s = nn_zip_put(w->w, w->head.data, w->head.len, err);
    return s;
}
NN_DEF nn_status nn_npz_rows(nn_npz_writer *w, const void *data, size_t bytes, nn_error *err)
{
    return nni_put_values(NULL, w->w, data, bytes, w->unit, err);
}
NN_DEF nn_status nn_npz_end(nn_npz_writer *w, nn_error *err) { return nn_zip_end(w->w, err); }
NNI_FN nn_status nni_npz_put(nn_npz_writer *w, const char *name, const nn_tensor *t, int level,
                             const nn_file_opts *o, size_t entry, nn_error *err)
{
    char full[NN_MAX_ZIP_NAME + 8];
    size_t n = strlen(name);
    nn_status s;
    if (n + 4 > NN_MAX_ZIP_NAME)
        return nn_error_set(err, NN_E_LIMIT, "nn_npz_put: name longer than %d bytes",
                        NN_MAX_ZIP_NAME - 4);
    memcpy(full, name, n);
    memcpy(full + n, ".npy", 5);
    w->head.len = 0;
    s = nn_npy_header(&w->head, t, err);
    if (s == NN_OK) s = nn_zip_begin(w->w, full, (uint64_t)w->head.len + nn_tensor_bytes(t), level, err);
    if (s == NN_OK) s = nn_zip_put(w->w, w->head.data, w->head.len, err);
    if (s == NN_OK) s = nni_put_array(NULL, w->w, t, o, entry, err);
    if (s == NN_OK) s = nn_zip_end(w->w, err);
    return s;
}
NN_DEF nn_status nn_npz_put(nn_npz_writer *w, const char *name, const nn_tensor *t, int level,
                            nn_error *err)
{
    return nni_npz_put(w, name, t, level, NULL, 0, err);
}
NNI_FN void nni_npz_writer_free(nn_npz_writer *w)
{
    nn_alloc a = w->alloc;
    nn_buf_free(&w->head);
    nn_mem_free(w, sizeof *w, &a);
}
NN_DEF void nn_npz_abort(nn_npz_writer *w)
{
    if (!w) return;
    nn_zip_abort(w->w);
    nni_npz_writer_free(w);
}
NN_DEF nn_status nn_npz_commit(nn_npz_writer *w, nn_error *err)
{
    nn_status s = nn_zip_commit(w->w, err);
    nni_npz_writer_free(w);
    return s;
}
NN_DEF nn_status nn_npz_write(const char *path, const nn_dict *d, int level,
                              const nn_file_opts *opts, nn_error *err)
{
    nn_npz_writer *w;
    size_t i;
    nn_status s = nn_npz_create(&w, path, 0, opts, err);
    for (i = 0; i < d->count && s == NN_OK; i++)
        if ((s = nni_npz_put(w, d->items[i].name, &d->items[i].value, level, opts, i, err)) !=
            NN_OK) {
            nn_npz_abort(w);
            return s;
        }
    return s == NN_OK ? nn_npz_commit(w, err) : s;
}
#endif /* NN_NO_NPY */

/* ---- [IDX] -------------------------------------------------------------- */
#ifndef NN_NO_IDX
static const struct {  /* 0 0 type ndim, sizes and data big-endian */
    unsigned char code;
    nn_dtype dtype;
} nni_idx_types[] = { { 8, NN_U8 },   { 9, NN_I8 },   { 11, NN_I16 },
                      { 12, NN_I32 }, { 13, NN_F32 }, { 14, NN_F64 } };
NN_DEF nn_status nn_idx_read_from(nn_tensor *t, nn_reader *r, const nn_alloc *alloc, nn_error *err)
{
    nni_src src;
    nn_tensor x = NN_ZERO;
    unsigned char h[4 + 4 * NN_MAX_DIMS];
    size_t got, i, shape[NN_MAX_DIMS];
    nn_dtype dt = NN_DTYPE_NONE;
    char nb[64];
    nn_status s;
    nni_src_reader(&src, r);
    if ((s = nn_reader_read(r, h, 4, &got, err)) != NN_OK) return s;
    for (i = 0; got == 4 && i < 6; i++) if (nni_idx_types[i].code == h[2]) dt = nni_idx_types[i].dtype;
    if (got < 4 || h[0] || h[1] || dt == NN_DTYPE_NONE || h[3] == 0)
        return nni_err_at(err, NN_E_FORMAT, src.name, 0, "not an IDX file");
    if (h[3] > NN_MAX_DIMS)
        return nn_error_at(err, NN_E_LIMIT, 3, 0, 0,
                           "%s: byte 3: expected at most %d dimensions, got %d",
                           nni_name(nb, src.name), NN_MAX_DIMS, h[3]);
    if ((s = nn_reader_read(r, h + 4, 4u * h[3], &got, err)) != NN_OK) return s;
    if (got < 4u * h[3]) return nni_err_at(err, NN_E_FORMAT, src.name, 4 + got, "cut short in the header");
    for (i = 0; i < h[3]; i++) shape[i] = nni_be32(h + 4 + 4 * i);
    s = nni_src_tensor(&src, &x, dt, nn_dtype_size(dt), h[3], shape, 0, alloc, err);
    if (s == NN_OK && nn_dtype_size(dt) > 1 && !nni_big_endian())
        nni_swap_items((unsigned char *)x.data, nn_tensor_count(&x), x.itemsize);
    if (s == NN_OK) *t = x;
    return s;
}
NN_DEF nn_status nn_idx_read(nn_tensor *t, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_reader *r;
    nn_alloc a = nni_alloc_of(opts);
    nn_tensor x = NN_ZERO;
    nn_status s = nn_reader_open(&r, path, opts, err);
    if (s != NN_OK) return s;
    s = nn_idx_read_from(&x, r, &a, err);
    if (s == NN_OK) s = nn_reader_ended(r, "array", err);
    nn_reader_close(r);
    if (s != NN_OK) nn_tensor_free(&x);
    else *t = x;
    return s;
}
NN_DEF nn_status nn_idx_write(const char *path, const nn_tensor *t, const nn_file_opts *opts, nn_error *err)
{
    unsigned char h[4 + 4 * NN_MAX_DIMS] = { 0 };
    nn_writer *w;
    size_t i, k, n = nn_tensor_count(t);
    nn_status s;
    for (i = 0; i < 6; i++) if (nni_idx_types[i].dtype == t->dtype) h[2] = nni_idx_types[i].code;
    if (!h[2])
        return nn_error_set(err, NN_E_UNSUPPORTED, "nn_idx_write: IDX has no dtype %s",
                        nn_dtype_name(t->dtype));
    if (t->ndim < 1) return nn_error_set(err, NN_E_UNSUPPORTED, "nn_idx_write: IDX has no scalars");
    h[3] = (unsigned char)t->ndim;
    for (i = 0; i < t->ndim; i++) {
        if (t->shape[i] > 0xFFFFFFFFu)
            return nn_error_set(err, NN_E_LIMIT, "nn_idx_write: expected sizes below 2^32, got %zu",
                            t->shape[i]);
        nni_put_be32(h + 4 + 4 * i, (uint32_t)t->shape[i]);
    }
    if ((s = nn_writer_open(&w, path, opts, err)) != NN_OK) return s;
    s = nn_writer_put(w, h, 4 + 4 * t->ndim, err);
    for (i = 0; i < n && s == NN_OK; ) {
        unsigned char b[1024];
        size_t m = sizeof b / t->itemsize < n - i ? sizeof b / t->itemsize : n - i;
        for (k = 0; k < m; k++)
            memcpy(b + k * t->itemsize, (const unsigned char *)t->data + (i + k) * t->itemsize,
                   t->itemsize);
        if (t->itemsize > 1 && !nni_big_endian()) nni_swap_items(b, m, t->itemsize);
        s = nn_writer_put(w, b, m * t->itemsize, err);
        i += m;
    }
    if (s != NN_OK) { nn_writer_abort(w); return s; }
    return nn_writer_commit(w, err);
}
#endif /* NN_NO_IDX */

/* ---- [PTH] -------------------------------------------------------------- */
#ifndef NN_NO_PTH
/* The pickle machine. Values are nodes in an arena; strings point into the pickle. Nothing is ever
 * called: the few
 * classes below are known by name and turned into plain data, everything else is refused by its name. */
enum {
    NNI_PK_NONE,
    NNI_PK_BOOL,
    NNI_PK_INT,
    NNI_PK_FLOAT,
    NNI_PK_COMPLEX,
    NNI_PK_STR,
    NNI_PK_BYTES,
    NNI_PK_LIST,
    NNI_PK_DICT,
    NNI_PK_CLASS,
    NNI_PK_STORAGE,
    NNI_PK_TENSOR,
    NNI_PK_BIG,                            /* an integer beyond int64, as text */
    NNI_PK_ARRAY,                          /* NumPy's: an array, a scalar or a dtype */
    NNI_PK_OTHER                           /* what is named, not read */
};
enum {
    NNI_PC_DICT, NNI_PC_SET, NNI_PC_BYTES, NNI_PC_COMPLEX, NNI_PC_TENSOR2, NNI_PC_TENSOR3,
    NNI_PC_TENSOR1, NNI_PC_PARAM, NNI_PC_SIZE, NNI_PC_DEVICE, NNI_PC_ENCODE, NNI_PC_TEXT,
    NNI_PC_STORAGE, NNI_PC_DTYPE, NNI_PC_TYPED, NNI_PC_NP_DTYPE, NNI_PC_NP_SCALAR, NNI_PC_NP_ARRAY,
    NNI_PC_OTHER
};
#define NNI_PTH_OBJECTS ((size_t)1 << 20)
typedef struct nni_pk_class { const char *module, *name; int what; nn_dtype dtype; } nni_pk_class;
/* a type without a storage has the name "", which no class has; torch knows no text */
#define NNI_PK_STORAGE(value, name, word, size, unit, kind, npy, st, rank, storage) \
    { "torch", storage, NNI_PC_STORAGE, value },
#define NNI_PK_DTYPE(value, name, word, size, unit, kind, ...) \
    { "torch", (kind) ? word : "", NNI_PC_DTYPE, value },
static const nni_pk_class nni_pk_classes[] = {
    { "collections", "OrderedDict", NNI_PC_DICT, NN_DTYPE_NONE },
    { "collections", "Counter", NNI_PC_DICT, NN_DTYPE_NONE },
    { "collections", "defaultdict", NNI_PC_DICT, NN_DTYPE_NONE },
    { "builtins", "dict", NNI_PC_DICT, NN_DTYPE_NONE },
    { "builtins", "set", NNI_PC_SET, NN_DTYPE_NONE },
    { "builtins", "frozenset", NNI_PC_SET, NN_DTYPE_NONE },
    { "builtins", "bytes", NNI_PC_BYTES, NN_DTYPE_NONE },   /* b"" alone comes this way */
    { "builtins", "bytearray", NNI_PC_BYTES, NN_DTYPE_NONE }, { "builtins", "complex", NNI_PC_COMPLEX, NN_DTYPE_NONE },
    { "torch._utils", "_rebuild_tensor", NNI_PC_TENSOR1, NN_DTYPE_NONE },
    { "torch._utils", "_rebuild_tensor_v2", NNI_PC_TENSOR2, NN_DTYPE_NONE },
    { "torch._utils", "_rebuild_tensor_v3", NNI_PC_TENSOR3, NN_DTYPE_NONE },
    { "torch._utils", "_rebuild_parameter", NNI_PC_PARAM, NN_DTYPE_NONE },
    { "torch._utils", "_rebuild_parameter_with_state", NNI_PC_PARAM, NN_DTYPE_NONE },
    { "torch.nn.parameter", "Parameter", NNI_PC_PARAM, NN_DTYPE_NONE },
    { "torch", "Size", NNI_PC_SIZE, NN_DTYPE_NONE },
    { "torch", "device", NNI_PC_DEVICE, NN_DTYPE_NONE },
    { "_codecs", "encode", NNI_PC_ENCODE, NN_DTYPE_NONE },
    { "torch.serialization", "_get_layout", NNI_PC_TEXT, NN_DTYPE_NONE },
    NN_DTYPE_LIST(NNI_PK_STORAGE, NNI_PK_STORAGE)
    { "torch.storage", "UntypedStorage", NNI_PC_STORAGE, NN_DTYPE_NONE }, { "torch", "UntypedStorage", NNI_PC_STORAGE, NN_DTYPE_NONE },
    NN_DTYPE_LIST(NNI_PK_DTYPE, NNI_PK_DTYPE)
    { "torch._tensor", "_rebuild_from_type_v2", NNI_PC_TYPED, NN_DTYPE_NONE },
        { "torch", "Tensor", NNI_PC_TEXT, NN_DTYPE_NONE },
    { "numpy", "dtype", NNI_PC_NP_DTYPE, NN_DTYPE_NONE }, { "numpy", "ndarray", NNI_PC_TEXT, NN_DTYPE_NONE },
    { "numpy.core.multiarray", "scalar", NNI_PC_NP_SCALAR, NN_DTYPE_NONE },
        { "numpy.core.multiarray", "_reconstruct", NNI_PC_NP_ARRAY, NN_DTYPE_NONE },
    { "numpy._core.multiarray", "scalar", NNI_PC_NP_SCALAR, NN_DTYPE_NONE },
        { "numpy._core.multiarray", "_reconstruct", NNI_PC_NP_ARRAY, NN_DTYPE_NONE },
    { "torch", "float8_e8m0fnu", NNI_PC_DTYPE, NN_DTYPE_NONE },
    { "torch", "float8_e4m3fn", NNI_PC_DTYPE, NN_DTYPE_NONE },
    { "torch", "float8_e5m2", NNI_PC_DTYPE, NN_DTYPE_NONE },
    { "torch", "float8_e4m3fnuz", NNI_PC_DTYPE, NN_DTYPE_NONE },
    { "torch", "float8_e5m2fnuz", NNI_PC_DTYPE, NN_DTYPE_NONE } };
typedef struct nni_pk_storage {
    const char *key;
    size_t key_n;
    nn_dtype dtype;                        /* NN_DTYPE_NONE: bytes, the tensor says */
    uint64_t numel;
    unsigned char *data;                   /* loaded, or (legacy) inside the file */
    size_t bytes;
    uint64_t at;                           /* legacy: its place in the file */
    size_t id;                             /* nn_place.storage */
    int owned, seen;
} nni_pk_storage;
typedef struct nni_pk {
    int kind;
    uint32_t n, room, tuple;               /* tuple: of a list, it is one */
    union {
        int64_t i;
        double f;
        const char *s;
        struct nni_pk **v;
        const nni_pk_class *c;
        nni_pk_storage *st;
        struct nni_pk_tensor *t;
        struct nni_pk_array *a;
        struct nni_pk_other *o;
    } u;
    double im;
} nni_pk;
typedef struct nni_pk_array {
    nn_npy_info info;
    const char *data;                      /* NULL: only the dtype, or nothing yet */
    const struct nni_pk *items;            /* of an object array, a list */
    size_t bytes;
    const char *why;                       /* NULL, or why it is not read */
} nni_pk_array;
typedef struct nni_pk_other { const char *what; const nni_pk *state; } nni_pk_other;
typedef struct nni_pk_tensor {
    nni_pk_storage *st;
    nn_dtype dtype;
    uint64_t offset;
    size_t ndim, size[NN_MAX_DIMS], stride[NN_MAX_DIMS];
    int conj, neg;                         /* lazy views: the storage holds the other sign */
    const char *stored;                    /* as in nn_place */
} nni_pk_tensor;
typedef struct nni_vm {
    const unsigned char *begin, *p, *end;
    const char *name;
    nn_arena arena;
    nni_pk **stack, **memo;
    uint32_t *marks;
    size_t n, room, n_marks, marks_room, memo_room, objects;
    size_t limit;                          /* of values */
    nni_pk_storage **storages;
    size_t n_storages, storages_room;
    nni_hashes keys;                       /* of the storages */
    unsigned protocol;
    int lenient, codes;                    /* name what is not read; take float8 as its codes */
    int newer;                             /* opcodes of protocols 3 to 5, too */
    size_t memoized;
    nn_error *err;
    nn_status s;
} nni_vm;
NNI_FN nn_status nni_vm_bad_at(nni_vm *m, nn_status s, uint64_t at, const char *what)
{
    char nb[64];
    if (m->s == NN_OK)
        m->s = nn_error_at(m->err, s, (size_t)at, 0, 0, "%s: pickle byte %llu: %s",
                           nni_name(nb, m->name), (unsigned long long)at, what);
    return m->s;
}
NNI_FN nni_pk *nni_vm_bad(nni_vm *m, nn_status s, const char *what)     /* NULL */
{
    (void)nni_vm_bad_at(m, s, (uint64_t)(m->p - m->begin), what);
    return NULL;
}
NNI_FN void nni_vm_many(nni_vm *m)
{
    char what[64];
    (void)snprintf(what, sizeof what, "expected at most %zu values, got more", m->limit);
    nni_vm_bad(m, NN_E_LIMIT, what);
}
NNI_FN void nni_vm_free(nni_vm *m)
{
    nn_alloc a = m->arena.alloc;
    size_t i;
    for (i = 0; i < m->n_storages; i++)
        if (m->storages[i]->owned) nn_mem_free(m->storages[i]->data, m->storages[i]->bytes, &a);
    nn_mem_free((void *)m->storages, m->storages_room * sizeof *m->storages, &a);
    nni_hashes_free(&m->keys, &a);
    nn_mem_free(m->stack, m->room * sizeof *m->stack, &a);
    nn_mem_free(m->marks, m->marks_room * sizeof *m->marks, &a);
    nn_mem_free(m->memo, m->memo_room * sizeof *m->memo, &a);
    nn_arena_free(&m->arena);
}
NNI_FN void *nni_vm_get(nni_vm *m, size_t size)
{
    void *p = m->s == NN_OK ? nn_arena_get(&m->arena, size) : NULL;
    if (p) memset(p, 0, size);
    else nni_vm_bad(m, NN_E_NOMEM, "out of memory");
    return p;
}
NNI_FN nni_pk *nni_vm_node(nni_vm *m, int kind)
{
    nni_pk *v;
    if (++m->objects > m->limit) { nni_vm_many(m); return NULL; }
    v = (nni_pk *)nni_vm_get(m, sizeof *v);
    if (v) v->kind = kind;
    return v;
}
/* a growing table of pointers or marks */
NNI_FN int nni_vm_grow(nni_vm *m, void **table, size_t *room, size_t need, size_t item)
{
    size_t to = *room ? *room : 256;
    void *p;
    if (need <= *room) return 1;
    if (need > m->limit) { nni_vm_many(m); return 0; }
    while (to < need) to *= 2;
    p = nn_mem_resize(*table, *room * item, to * item, &m->arena.alloc);
    if (!p) { nni_vm_bad(m, NN_E_NOMEM, "out of memory"); return 0; }
    memset((char *)p + *room * item, 0, (to - *room) * item);
    *table = p;
    *room = to;
    return 1;
}
NNI_FN void nni_vm_push(nni_vm *m, nni_pk *v)
{
    void *t = m->stack;
    if (!v || m->s != NN_OK || !nni_vm_grow(m, &t, &m->room, m->n + 1, sizeof *m->stack)) return;
    m->stack = (nni_pk **)t;
    m->stack[m->n++] = v;
}
/* pops never reach below the last mark */
NNI_FN nni_pk *nni_vm_pop(nni_vm *m)
{
    size_t floor_at = m->n_marks ? m->marks[m->n_marks - 1] : 0;
    if (m->s != NN_OK) return NULL;
    if (m->n <= floor_at) { nni_vm_bad(m, NN_E_FORMAT, "stack underflow"); return NULL; }
    return m->stack[--m->n];
}
NNI_FN nni_pk *nni_vm_top(nni_vm *m)
{
    nni_pk *v = nni_vm_pop(m);
    if (v) m->n++;
    return v;
}
NNI_FN size_t nni_vm_mark(nni_vm *m)       /* index of the first item above the mark, which goes */
{
    if (m->s == NN_OK && !m->n_marks) nni_vm_bad(m, NN_E_FORMAT, "no mark on the stack");
    return m->s == NN_OK ? m->marks[--m->n_marks] : m->n;
}
NNI_FN int nni_pk_add(nni_vm *m, nni_pk *l, nni_pk *v)
{
    if (!v || m->s != NN_OK) return 0;
    if (l->n == l->room) {
        uint32_t room = l->room ? l->room * 2 : 4;
        nni_pk **t;
        if (l->n >= m->limit) { nni_vm_many(m); return 0; }
        t = (nni_pk **)nni_vm_get(m, room * sizeof *t);
        if (!t) return 0;
        if (l->n) memcpy(t, l->u.v, l->n * sizeof *t);
        l->u.v = t;
        l->room = room;
    }
    l->u.v[l->n++] = v;
    return 1;
}
NNI_FN nni_pk *nni_vm_tuple(nni_vm *m, size_t from)
{
    nni_pk *v = nni_vm_node(m, NNI_PK_LIST);
    size_t i, n = m->n - from;
    if (!v || m->s != NN_OK) return NULL;
    v->tuple = 1;
    if (n) {
        v->u.v = (nni_pk **)nni_vm_get(m, n * sizeof *v->u.v);
        if (!v->u.v) return NULL;
        v->n = v->room = (uint32_t)n;
        for (i = 0; i < n; i++) v->u.v[i] = m->stack[from + i];
    }
    m->n = from;
    return v;
}
NNI_FN nni_pk *nni_vm_int(nni_vm *m, int64_t i)
{
    nni_pk *v = nni_vm_node(m, NNI_PK_INT);
    if (v) v->u.i = i;
    return v;
}
NNI_FN nni_pk *nni_vm_text(nni_vm *m, int kind, const char *s, size_t n)
{
    nni_pk *v = nni_vm_node(m, kind);
    if (v) { v->u.s = s; v->n = (uint32_t)n; }
    return v;
}
/* An integer of n bytes, two's complement, as int64 where it fits, else as text in decimal. */
NNI_FN nni_pk *nni_vm_big(nni_vm *m, const unsigned char *p, size_t n)
{
    unsigned char d[255];
    char text[640], *c = text + sizeof text;
    const int negative = p[n - 1] >> 7;
    size_t i;
    unsigned carry = 1, rest;
    char *to;
    for (i = 0; i < n; i++) {                           /* its magnitude */
        d[i] = (unsigned char)(negative ? (p[i] ^ 0xFFu) + carry : p[i]);
        carry = carry && !d[i];
    }
    while (n && !d[n - 1]) n--;
    if (n < 8 || (n == 8 && !(d[7] >> 7))) {
        uint64_t x = 0;
        for (i = 0; i < n; i++) x |= (uint64_t)d[i] << (8 * i);
        return nni_vm_int(m, negative ? -(int64_t)x : (int64_t)x);
    }
    while (n) {                                         /* divided by ten again and again */
        for (i = n, rest = 0; i-- > 0; rest %= 10) {
            rest = rest << 8 | d[i];
            d[i] = (unsigned char)(rest / 10);
        }
        *--c = (char)('0' + rest);
        while (n && !d[n - 1]) n--;
    }
    if (negative) *--c = '-';
    n = (size_t)(text + sizeof text - c);
    to = (char *)nni_vm_get(m, n);
    return to ? nni_vm_text(m, NNI_PK_BIG, (const char *)memcpy(to, c, n), n) : NULL;
}
NNI_FN int nni_pk_is(const nni_pk *v, const char *s)
{
    return v->kind == NNI_PK_STR && v->n == strlen(s) && memcmp(v->u.s, s, v->n) == 0;
}
/* line up to '\n' */
NNI_FN const char *nni_vm_line(nni_vm *m, size_t *n)
{
    const unsigned char *nl = (const unsigned char *)memchr(m->p, '\n', (size_t)(m->end - m->p));
    const char *s = (const char *)m->p;
    if (!nl) { nni_vm_bad(m, NN_E_FORMAT, "cut short"); return NULL; }
    *n = (size_t)(nl - m->p);
    m->p = nl + 1;
    return s;
}
/* what is not read: named in a lenient reading, else refused */
NNI_FN nni_pk *nni_vm_other(nni_vm *m, nn_status s, const char *what)
{
    nni_pk *v;
    char *copy;
    if (!m->lenient) { nni_vm_bad(m, s, what); return NULL; }
    v = nni_vm_node(m, NNI_PK_OTHER);
    if (v) v->u.o = (nni_pk_other *)nni_vm_get(m, sizeof *v->u.o);
    copy = (char *)nni_vm_get(m, strlen(what) + 1);
    if (!v || !v->u.o || !copy) return NULL;
    v->u.o->what = strcpy(copy, what);
    return v;
}
NNI_FN nni_pk *nni_vm_array(nni_vm *m)
{
    nni_pk *v = nni_vm_node(m, NNI_PK_ARRAY);
    if (v) v->u.a = (nni_pk_array *)nni_vm_get(m, sizeof *v->u.a);
    return v && v->u.a ? v : NULL;
}
/* dtype('f8', False, True), scalar(dtype, bytes), _reconstruct(ndarray, (0,), b'b'): the rest of a dtype and
 * of an array comes as their state */
NNI_FN nni_pk *nni_vm_numpy(nni_vm *m, const nni_pk *a, int what)
{
    nni_pk *v = nni_vm_array(m);
    if (!v) return NULL;
    if (what == NNI_PC_NP_DTYPE && a->n >= 1 && a->u.v[0]->kind == NNI_PK_STR)
        v->u.a->why = nni_npy_dtype(a->u.v[0]->u.s, a->u.v[0]->n, &v->u.a->info);
    else if (what == NNI_PC_NP_SCALAR && a->n == 2 && a->u.v[0]->kind == NNI_PK_ARRAY) {
        *v->u.a = *a->u.v[0]->u.a;
        if (a->u.v[1]->kind == NNI_PK_BYTES) { v->u.a->data = a->u.v[1]->u.s; v->u.a->bytes = a->u.v[1]->n; }
        else v->u.a->why = "object arrays are pickles and are never read";
    } else if (what != NNI_PC_NP_ARRAY)
        return nni_vm_bad(m, NN_E_FORMAT, "a known class with the wrong arguments");
    return v;
}
NNI_FN void nni_vm_numpy_state(nni_vm *m, nni_pk_array *a, const nni_pk *state)
{
    const nni_pk *const *v = (const nni_pk *const *)state->u.v, *x;
    uint32_t i;
    if (state->kind != NNI_PK_LIST || state->n < 5) {
        nni_vm_bad(m, NN_E_FORMAT, "state of a NumPy array or dtype that is none");
        return;
    }
    if (v[1]->kind == NNI_PK_STR && v[1]->n == 1) {      /* (3, '<', ...): byte order of a dtype */
        const char order = *v[1]->u.s;
        if (order == '<' || order == '>') a->info.swapped = a->info.itemsize > 1 && (order == '>') != nni_big_endian();
        return;
    }
    x = v[2];                                           /* (version, shape, dtype, fortran, bytes) */
    if (v[1]->kind != NNI_PK_LIST || x->kind != NNI_PK_ARRAY || v[3]->kind != NNI_PK_BOOL || a->data) {
        nni_vm_bad(m, NN_E_FORMAT, "state of a NumPy array or dtype that is none");
        return;
    }
    *a = *x->u.a;
    a->info.fortran = v[3]->u.i != 0;
    if (v[1]->n > NN_MAX_DIMS) { a->why = "more than 8 dimensions"; return; }
    a->info.ndim = v[1]->n;
    for (i = 0; i < v[1]->n; i++) {
        if (v[1]->u.v[i]->kind != NNI_PK_INT || v[1]->u.v[i]->u.i < 0 || (uint64_t)v[1]->u.v[i]->u.i > SIZE_MAX) {
            nni_vm_bad(m, NN_E_FORMAT, "a NumPy array with a shape that is none");
            return;
        }
        a->info.shape[i] = (size_t)v[1]->u.v[i]->u.i;
    }
    if (v[4]->kind == NNI_PK_BYTES) { a->data = v[4]->u.s; a->bytes = v[4]->n; }
    else if (v[4]->kind == NNI_PK_LIST) a->items = v[4];
    if (!a->data && !a->why) a->why = "object arrays are pickles and are never read";
}
NNI_FN nni_pk *nni_vm_class(nni_vm *m, const char *mod, size_t a, const char *name, size_t b)
{
    const size_t pos = (size_t)(m->p - m->begin);
    const size_t at = pos < a + b + 3 ? 0 : pos - a - b - 3;  /* of the opcode and its two lines */
    size_t i;
    nni_pk *v;
    char nb[64], cb[64], full[256];
    if (a == 11 && memcmp(mod, "__builtin__", 11) == 0) { mod = "builtins"; a = 8; }
    for (i = 0; i < sizeof nni_pk_classes / sizeof *nni_pk_classes; i++) {
        const nni_pk_class *c = &nni_pk_classes[i];
        if (b && strlen(c->module) == a && memcmp(c->module, mod, a) == 0 && strlen(c->name) == b &&
            memcmp(c->name, name, b) == 0) {
            v = nni_vm_node(m, NNI_PK_CLASS);
            if (v) v->u.c = c;
            return v;
        }
    }
    if (m->s == NN_OK && m->lenient) {
        nni_pk_class *c = (nni_pk_class *)nni_vm_get(m, sizeof *c);
        char *text = (char *)nni_vm_get(m, a + b + 2);
        if (!c || !text || (v = nni_vm_node(m, NNI_PK_CLASS)) == NULL) return NULL;
        memcpy(text, mod, a);
        memcpy(text + a + 1, name, b);
        c->module = text;
        c->name = text + a + 1;
        c->what = NNI_PC_OTHER;
        v->u.c = c;
        return v;
    }
    if (m->s == NN_OK) {
        (void)snprintf(full, sizeof full, "%.*s.%.*s", (int)(a < 120 ? a : 120), mod,
                       (int)(b < 120 ? b : 120), name);
        m->s = nn_error_at(m->err, NN_E_UNSUPPORTED, at, 0, 0,
                           "%s: pickle byte %zu: holds an object of class '%s', only tensors and "
                           "plain values are read: save the state_dict()",
                           nni_name(nb, m->name), at, nni_name(cb, full));
    }
    return NULL;
}
/* the storage of that key, or NULL; fresh: only one that was not seen yet */
NNI_FN nni_pk_storage *nni_vm_stored(const nni_vm *m, const nni_pk *key, int fresh)
{
    const uint32_t hash = nni_hash_of(key->u.s, key->n);
    size_t i, k = hash;
    while ((i = nni_hashes_next(&m->keys, hash, &k)) != SIZE_MAX) {
        nni_pk_storage *st = m->storages[i];
        if (st->key_n == key->n && memcmp(st->key, key->u.s, key->n) == 0 && !(fresh && st->seen)) return st;
    }
    return NULL;
}
NNI_FN nni_pk *nni_vm_storage(nni_vm *m, const nni_pk *t)
{
    nni_pk *v;
    nni_pk_storage *st;
    if (t->kind == NNI_PK_LIST && t->n > 1 && t->u.v[1]->kind == NNI_PK_CLASS && t->u.v[1]->u.c->what == NNI_PC_OTHER)
        return nni_vm_other(m, NN_E_FORMAT, "a tensor on a storage of another class");
    if (t->kind != NNI_PK_LIST || t->n < 5 || !nni_pk_is(t->u.v[0], "storage") ||
        t->u.v[1]->kind != NNI_PK_CLASS || t->u.v[1]->u.c->what != NNI_PC_STORAGE ||
        t->u.v[2]->kind != NNI_PK_STR || t->u.v[4]->kind != NNI_PK_INT || t->u.v[4]->u.i < 0)
        return nni_vm_bad(m, NN_E_FORMAT, "unknown persistent id");
    if (t->n > 5 && t->u.v[5]->kind != NNI_PK_NONE)
        return nni_vm_bad(m, NN_E_UNSUPPORTED, "storage views of old files are not supported");
    v = nni_vm_node(m, NNI_PK_STORAGE);
    if (!v) return NULL;
    st = nni_vm_stored(m, t->u.v[2], 0);
    if (st && (st->dtype != t->u.v[1]->u.c->dtype || st->numel != (uint64_t)t->u.v[4]->u.i))
        return nni_vm_bad(m, NN_E_FORMAT, "one storage with two types or sizes");
    if (!st) {
        void *list = (void *)m->storages;
        st = (nni_pk_storage *)nni_vm_get(m, sizeof *st);
        if (!st || !nni_vm_grow(m, &list, &m->storages_room, m->n_storages + 1, sizeof *m->storages)) return NULL;
        m->storages = (nni_pk_storage **)list;
        if (!nni_hashes_reserve(&m->keys, m->n_storages, &m->arena.alloc))
            return nni_vm_bad(m, NN_E_NOMEM, "out of memory");
        st->key = t->u.v[2]->u.s;
        st->key_n = t->u.v[2]->n;
        st->dtype = t->u.v[1]->u.c->dtype;
        st->numel = (uint64_t)t->u.v[4]->u.i;
        nni_hashes_add(&m->keys, nni_hash_of(st->key, st->key_n), m->n_storages);
        m->storages[m->n_storages++] = st;
        st->id = m->n_storages;
    }
    v->u.st = st;
    return v;
}
/* The last argument of a tensor, a dict of bits: torch keeps x.conj() and x.conj().imag as views whose
 * storage is unchanged. Whatever else it says is refused: not reading it would give wrong values. */
NNI_FN int nni_vm_tensor_bits(nni_vm *m, const nni_pk *bits, nni_pk_tensor *t)
{
    int is_complex = t->dtype == NN_C64 || t->dtype == NN_C128;
    int is_float = t->dtype == NN_F16 || t->dtype == NN_BF16 || t->dtype == NN_F32 ||
                   t->dtype == NN_F64;
    uint32_t i;
    if (bits->kind == NNI_PK_NONE) return 1;
    if (bits->kind != NNI_PK_DICT) {
        nni_vm_bad(m, NN_E_FORMAT, "a tensor with the wrong arguments");
        return 0;
    }
    for (i = 0; i + 1 < bits->n; i += 2) {
        const nni_pk *key = bits->u.v[i], *on = bits->u.v[i + 1];
        int conj = nni_pk_is(key, "conj");
        if ((!conj && !nni_pk_is(key, "neg")) || on->kind != NNI_PK_BOOL) {
            nni_vm_bad(m, NN_E_UNSUPPORTED, "a tensor with metadata other than 'conj' and 'neg'");
            return 0;
        }
        if (conj) t->conj = on->u.i != 0;
        else t->neg = on->u.i != 0;
    }
    if ((t->conj && !is_complex) || (t->neg && !is_complex && !is_float)) {
        nni_vm_bad(m, NN_E_FORMAT, "a tensor with a conj or neg bit that its type cannot have");
        return 0;
    }
    return 1;
}
NNI_FN nni_pk *nni_vm_tensor(nni_vm *m, const nni_pk *a, int what)
{
    nni_pk *v = nni_vm_node(m, NNI_PK_TENSOR);
    nni_pk_tensor *t = (nni_pk_tensor *)nni_vm_get(m, sizeof *t);
    const nni_pk *size, *stride;
    uint64_t last = 0, count, per;
    uint32_t i, most;
    if (!v || !t) return NULL;
    /* a dtype that is not ours: complex32, bits8, float4_e2m1fn_x2, .. */
    if (what == NNI_PC_TENSOR3 && a->n >= 7 && a->u.v[6]->kind == NNI_PK_CLASS &&
        a->u.v[6]->u.c->what == NNI_PC_OTHER) {
        char nb[64], why[128];
        const nni_pk *st = a->u.v[0];
        (void)snprintf(why, sizeof why, "a tensor of dtype '%s' in a storage of %llu bytes",
                       nni_name(nb, a->u.v[6]->u.c->name),
                       (unsigned long long)(st->kind == NNI_PK_STORAGE ? st->u.st->numel : 0));
        return nni_vm_other(m, NN_E_UNSUPPORTED, why);
    }
    if (a->n < 4 || a->u.v[0]->kind != NNI_PK_STORAGE || a->u.v[1]->kind != NNI_PK_INT ||
        a->u.v[1]->u.i < 0 || a->u.v[2]->kind != NNI_PK_LIST || a->u.v[3]->kind != NNI_PK_LIST ||
        a->u.v[2]->n != a->u.v[3]->n ||
        (what == NNI_PC_TENSOR3 &&
         (a->n < 7 || a->u.v[6]->kind != NNI_PK_CLASS || a->u.v[6]->u.c->what != NNI_PC_DTYPE)))
        return nni_vm_bad(m, NN_E_FORMAT, "a tensor with the wrong arguments");
    size = a->u.v[2];
    stride = a->u.v[3];
    t->st = a->u.v[0]->u.st;
    t->dtype = what == NNI_PC_TENSOR3 ? a->u.v[6]->u.c->dtype : t->st->dtype;
    if (t->dtype == NN_DTYPE_NONE && what == NNI_PC_TENSOR3 && m->codes) {
        t->dtype = NN_U8;
        t->stored = a->u.v[6]->u.c->name;
    }
    if (t->dtype == NN_DTYPE_NONE)
        return nni_vm_other(m, NN_E_UNSUPPORTED, what == NNI_PC_TENSOR3 ? "a tensor of a float8 type" :
                                                                       "a tensor on untyped storage");
    most = what == NNI_PC_TENSOR1 ? 4 : what == NNI_PC_TENSOR2 ? 7 : 8;
    if (a->n > most) return nni_vm_other(m, NN_E_UNSUPPORTED, "a tensor with more arguments than are known");
    t->conj = t->neg = 0;
    if (most > 4 && a->n == most && !nni_vm_tensor_bits(m, a->u.v[most - 1], t)) return NULL;
    t->offset = (uint64_t)a->u.v[1]->u.i;
    t->ndim = size->n;
    if (t->ndim > NN_MAX_DIMS) return nni_vm_other(m, NN_E_LIMIT, "a tensor of more than NN_MAX_DIMS dimensions");
    per = t->st->dtype == NN_DTYPE_NONE ? nn_dtype_size(t->dtype) : 1;
    for (i = 0, count = 1; i < size->n; i++) {
        const nni_pk *x = size->u.v[i], *y = stride->u.v[i];
        if (x->kind != NNI_PK_INT || y->kind != NNI_PK_INT || x->u.i < 0 || y->u.i < 0 ||
            (uint64_t)x->u.i > SIZE_MAX || (uint64_t)y->u.i > SIZE_MAX)
            return nni_vm_bad(m, NN_E_FORMAT, "a tensor with a negative or missing size or stride");
        t->size[i] = (size_t)x->u.i;
        t->stride[i] = (size_t)y->u.i;
        if (t->size[i] == 0) count = 0;
        if (t->size[i] > 1) {
            if (t->stride[i] &&
                (uint64_t)(t->size[i] - 1) > (UINT64_MAX / 4 - last) / t->stride[i])
                return nni_vm_bad(m, NN_E_FORMAT, "a tensor that reaches outside its storage");
            last += (uint64_t)(t->size[i] - 1) * t->stride[i];
        }
    }
    if (count && (t->offset >= t->st->numel / per || last >= t->st->numel / per - t->offset))
        return nni_vm_bad(m, NN_E_FORMAT, "a tensor that reaches outside its storage");
    v->u.t = t;
    return v;
}
NNI_FN nni_pk *nni_vm_call(nni_vm *m, const nni_pk *f, nni_pk *a)
{
    nni_pk *v;
    uint32_t i;
    if (!f || !a || m->s != NN_OK) return NULL;
    if (f->kind == NNI_PK_OTHER && a->kind == NNI_PK_LIST) return nni_vm_other(m, NN_E_FORMAT, f->u.o->what);
    if (f->kind != NNI_PK_CLASS || a->kind != NNI_PK_LIST)
        return nni_vm_bad(m, NN_E_FORMAT, "a call of something that is not a known class");
    switch (f->u.c->what) {
    case NNI_PC_OTHER: {
        char full[256], cb[200], what[256];
        (void)snprintf(full, sizeof full, "%.120s.%.120s", f->u.c->module, f->u.c->name);
        (void)nn_text_mask(cb, sizeof cb, full, strlen(full));
        (void)snprintf(what, sizeof what, "an object of class '%s'", cb);
        return nni_vm_other(m, NN_E_UNSUPPORTED, what);
    }
    case NNI_PC_NP_DTYPE: case NNI_PC_NP_SCALAR: case NNI_PC_NP_ARRAY: return nni_vm_numpy(m, a, f->u.c->what);
    /* a tensor and its attributes: (function, type, arguments, state) */
    case NNI_PC_TYPED:
        if (a->n == 4 && a->u.v[0]->kind == NNI_PK_CLASS && a->u.v[0]->u.c->what != NNI_PC_TYPED)
            return nni_vm_call(m, a->u.v[0], a->u.v[2]);
        break;
    case NNI_PC_DICT:
        v = nni_vm_node(m, NNI_PK_DICT);
        if (v && a->n == 1 && a->u.v[0]->kind == NNI_PK_DICT) return a->u.v[0];
        if (v && a->n == 1 && a->u.v[0]->kind == NNI_PK_LIST)           /* a list of pairs */
            for (i = 0; i < a->u.v[0]->n; i++) {
                const nni_pk *pair = a->u.v[0]->u.v[i];
                if (pair->kind != NNI_PK_LIST || pair->n != 2)
                    return nni_vm_bad(m, NN_E_FORMAT, "a dict made of something else than pairs");
                (void)nni_pk_add(m, v, pair->u.v[0]);
                (void)nni_pk_add(m, v, pair->u.v[1]);
            }
        return v;
    case NNI_PC_SET: case NNI_PC_SIZE:
        if (a->n == 0) {
            v = nni_vm_node(m, NNI_PK_LIST);
            if (v) v->tuple = f->u.c->what == NNI_PC_SIZE;
            return v;
        }
        if (a->n == 1 && a->u.v[0]->kind == NNI_PK_LIST) return a->u.v[0];
        break;
    case NNI_PC_ENCODE: case NNI_PC_BYTES:              /* text whose code points are the bytes */
        if (a->n == 0) return nni_vm_text(m, NNI_PK_BYTES, "", 0);
        if (a->u.v[0]->kind == NNI_PK_BYTES) return a->u.v[0];
        if (a->u.v[0]->kind == NNI_PK_STR) {
            const nni_pk *t = a->u.v[0];
            size_t k = 0, w, n = 0;
            uint32_t c;
            char *b = (char *)nni_vm_get(m, t->n + 1u);
            if (!b) return NULL;
            for (; k < t->n; k += w, n++) {
                if ((w = nn_utf8_get(t->u.s + k, t->n - k, &c)) == 0 || c > 255)
                    return nni_vm_bad(m, NN_E_FORMAT, "bytes that are not latin-1");
                b[n] = (char)c;
            }
            return nni_vm_text(m, NNI_PK_BYTES, b, n);
        }
        break;
    case NNI_PC_COMPLEX:
        if (a->n == 2 && (v = nni_vm_node(m, NNI_PK_COMPLEX)) != NULL) {
            for (i = 0; i < 2; i++) {
                const nni_pk *x = a->u.v[i];
                double d = x->kind == NNI_PK_FLOAT ? x->u.f : (double)x->u.i;
                if (x->kind != NNI_PK_FLOAT && x->kind != NNI_PK_INT)
                    return nni_vm_bad(m, NN_E_FORMAT, "a complex number of no numbers");
                if (i) v->im = d; else v->u.f = d;
            }
            return v;
        }
        break;
    case NNI_PC_TENSOR1: case NNI_PC_TENSOR2: case NNI_PC_TENSOR3:
        if (a->n && a->u.v[0]->kind == NNI_PK_OTHER) return a->u.v[0];
        return nni_vm_tensor(m, a, f->u.c->what);
    case NNI_PC_PARAM:
        if (a->n >= 1 && (a->u.v[0]->kind == NNI_PK_TENSOR || a->u.v[0]->kind == NNI_PK_OTHER)) return a->u.v[0];
        break;
    case NNI_PC_DEVICE: case NNI_PC_TEXT:
        if (a->n >= 1 && a->u.v[0]->kind == NNI_PK_STR) return a->u.v[0];
        break;
    default: break;
    }
    nni_vm_bad(m, NN_E_FORMAT, "a known class with the wrong arguments");
    return NULL;
}
NNI_FN void nni_vm_refuse(nni_vm *m, unsigned op)
{
    char what[96];
    m->p--;
    if (m->protocol > 2)
        (void)snprintf(what, sizeof what, "opcode 0x%02x of pickle protocol %u is not read: save "
                       "with protocol 2, the default", op, m->protocol);
    else (void)snprintf(what, sizeof what, "opcode 0x%02x is not allowed", op);
    nni_vm_bad(m, NN_E_UNSUPPORTED, what);
}
/* the top of the stack under that number */
NNI_FN void nni_vm_memo(nni_vm *m, size_t n)
{
    void *t = (void *)m->memo;
    nni_pk *v = nni_vm_top(m);
    if (n >= m->limit) nni_vm_bad(m, NN_E_LIMIT, "a memo index beyond the number of values");
    if (!v || m->s != NN_OK || !nni_vm_grow(m, &t, &m->memo_room, n + 1, sizeof *m->memo)) return;
    m->memo = (nni_pk **)t;
    if (!m->memo[n]) m->memoized++;
    m->memo[n] = v;
}
/* Run one pickle from m->p; the value it leaves, or NULL with m->s set. */
NNI_FN nni_pk *nni_vm_run(nni_vm *m)
{
#define NNI_VM_NEED(k)                           \
    if ((size_t)(m->end - m->p) < (size_t)(k)) { \
        nni_vm_bad(m, NN_E_FORMAT, "cut short"); \
        break;                                   \
    }
    m->n = m->n_marks = 0;
    if (m->memo_room) memset(m->memo, 0, m->memo_room * sizeof *m->memo);
    while (m->s == NN_OK) {
        nni_pk *v = NULL, *k;
        size_t n, from, i;
        unsigned op;
        NNI_VM_NEED(1);
        op = *m->p++;
        switch (op) {
        case 0x80:
            NNI_VM_NEED(1);
            if ((m->protocol = *m->p) > 5) nni_vm_bad(m, NN_E_UNSUPPORTED, "unknown pickle protocol");
            m->p++;
            break;
        case '.':
            v = nni_vm_pop(m);
            if (v && m->n) {
                nni_vm_bad(m, NN_E_FORMAT, "values left on the stack");
                v = NULL;
            }
            return v;
        case '(': {
            void *t = m->marks;
            if (!nni_vm_grow(m, &t, &m->marks_room, m->n_marks + 1, sizeof *m->marks)) break;
            m->marks = (uint32_t *)t;
            m->marks[m->n_marks++] = (uint32_t)m->n;
            break;
        }
        case 'N': nni_vm_push(m, nni_vm_node(m, NNI_PK_NONE)); break;
        case 0x88:
        case 0x89:
            v = nni_vm_node(m, NNI_PK_BOOL);
            if (v) v->u.i = op == 0x88;
            nni_vm_push(m, v);
            break;
        case 'K': NNI_VM_NEED(1); nni_vm_push(m, nni_vm_int(m, m->p[0])); m->p++; break;
        case 'M': NNI_VM_NEED(2); nni_vm_push(m, nni_vm_int(m, (int64_t)nni_le16(m->p))); m->p += 2; break;
        case 'J':
            NNI_VM_NEED(4);
            n = nni_le32(m->p);
            nni_vm_push(
                m, nni_vm_int(m, n & 0x80000000u ? (int64_t)n - ((int64_t)1 << 32) : (int64_t)n));
            m->p += 4;
            break;
        case 0x8A: {                                    /* LONG1, two's complement */
            uint64_t x = 0;
            NNI_VM_NEED(1);
            n = *m->p++;
            NNI_VM_NEED(n);
            if (n > 8) { nni_vm_push(m, nni_vm_big(m, m->p, n)); m->p += n; break; }
            for (i = 0; i < n; i++) x |= (uint64_t)m->p[i] << (8 * i);
            if (n && n < 8 && m->p[n - 1] & 0x80) x |= ~(uint64_t)0 << (8 * n);
            m->p += n;
            nni_vm_push(m, nni_vm_int(m, x >> 63 ? -(int64_t)(~x) - 1 : (int64_t)x));
            break;
        }
        case 'G': {
            uint64_t x;
            NNI_VM_NEED(8);
            x = (uint64_t)nni_be32(m->p) << 32 | nni_be32(m->p + 4);
            m->p += 8;
            v = nni_vm_node(m, NNI_PK_FLOAT);
            if (v) memcpy(&v->u.f, &x, 8);
            nni_vm_push(m, v);
            break;
        }
        case 'X': case 'U': case 'T': case 'B': case 'C': case 0x8C: case 0x93: case 0x94: case 0x95:
            if (!m->newer && op != 'X' && op != 'U' && op != 'T') { nni_vm_refuse(m, op); break; }
            if (op == 0x95) { NNI_VM_NEED(8); m->p += 8; break; }      /* a frame is no limit to us */
            if (op == 0x93) {                           /* module and name from the stack */
                v = nni_vm_pop(m);
                k = nni_vm_pop(m);
                if (v && k && (v->kind != NNI_PK_STR || k->kind != NNI_PK_STR)) nni_vm_bad(m, NN_E_FORMAT,
                    "a class without a name");
                else if (v && k) nni_vm_push(m, nni_vm_class(m, k->u.s, k->n, v->u.s, v->n));
                break;
            }
            if (op == 0x94) { nni_vm_memo(m, m->memoized); break; }
            if (op == 'U' || op == 'C' || op == 0x8C) {
                NNI_VM_NEED(1);
                n = *m->p++;
            } else {
                NNI_VM_NEED(4);
                n = nni_le32(m->p);
                m->p += 4;
            }
            NNI_VM_NEED(n);
            nni_vm_push(m, nni_vm_text(m, op == 'B' || op == 'C' ? NNI_PK_BYTES : NNI_PK_STR, (const char *)m->p, n));
            m->p += n;
            break;
        case 'c': {
            size_t a = 0, b = 0;
            const char *mod = nni_vm_line(m, &a), *name = mod ? nni_vm_line(m, &b) : NULL;
            if (name) nni_vm_push(m, nni_vm_class(m, mod, a, name, b));
            break;
        }
        case ')': nni_vm_push(m, nni_vm_tuple(m, m->n)); break;
        case ']': case 0x8F: nni_vm_push(m, nni_vm_node(m, NNI_PK_LIST)); break;
        case '}': nni_vm_push(m, nni_vm_node(m, NNI_PK_DICT)); break;
        case 't': from = nni_vm_mark(m); nni_vm_push(m, nni_vm_tuple(m, from)); break;
        case 0x85: case 0x86: case 0x87:
            n = op - 0x84;
            if (m->n < n || (m->n_marks && m->n - n < m->marks[m->n_marks - 1])) {
                nni_vm_bad(m, NN_E_FORMAT, "stack underflow");
                break;
            }
            nni_vm_push(m, nni_vm_tuple(m, m->n - n));
            break;
        case 'a':
            v = nni_vm_pop(m);
            k = nni_vm_top(m);
            if (!v || !k) break;
            if ((k->kind != NNI_PK_LIST || k->tuple) && k->kind != NNI_PK_OTHER) {
                nni_vm_bad(m, NN_E_FORMAT, "append to something that is no list");
                break;
            }
            if (k->kind == NNI_PK_LIST) (void)nni_pk_add(m, k, v);
            break;
        case 'e': case 'u': case 0x90:
            from = nni_vm_mark(m);
            if (m->s != NN_OK) break;
            if (from == 0 || (m->n_marks && from - 1 < m->marks[m->n_marks - 1])) {
                nni_vm_bad(m, NN_E_FORMAT, "stack underflow");
                break;
            }
            k = m->stack[from - 1];
            if (k->kind == NNI_PK_OTHER) { m->n = from; break; }
            if (op == 'u' ? k->kind != NNI_PK_DICT || (m->n - from) % 2 : k->kind != NNI_PK_LIST || k->tuple) {
                nni_vm_bad(m, NN_E_FORMAT, "items for something that cannot hold them");
                break;
            }
            for (i = from; i < m->n; i++) if (!nni_pk_add(m, k, m->stack[i])) break;
            m->n = from;
            break;
        case 's':
            v = nni_vm_pop(m);
            if (v) { nni_pk *key = nni_vm_pop(m); k = key ? nni_vm_top(m) : NULL;
                if (!k || k->kind == NNI_PK_OTHER) break;
                if (k->kind != NNI_PK_DICT) {
                    nni_vm_bad(m, NN_E_FORMAT, "items for something that cannot hold them");
                    break;
                }
                if (nni_pk_add(m, k, key)) (void)nni_pk_add(m, k, v); }
            break;
        case 'R': case 0x81:
            v = nni_vm_pop(m);
            k = nni_vm_pop(m);
            nni_vm_push(m, nni_vm_call(m, k, v));
            break;
        /* state of an object: {'_metadata': ..} of a state dict; nothing of it is needed */
        case 'b':
            v = nni_vm_pop(m);
            k = v ? nni_vm_top(m) : NULL;
            if (k && k->kind == NNI_PK_ARRAY) nni_vm_numpy_state(m, k->u.a, v);
            else if (k && k->kind == NNI_PK_OTHER) k->u.o->state = v;
            else if (k && k->kind != NNI_PK_DICT && k->kind != NNI_PK_TENSOR && k->kind != NNI_PK_LIST)
                nni_vm_bad(m, NN_E_FORMAT, "state for something that has none");
            break;
        case 'Q':
            v = nni_vm_pop(m);
            if (v) nni_vm_push(m, nni_vm_storage(m, v));
            break;
        case 'q': case 'r': case 'h': case 'j':
            if (op == 'q' || op == 'h') {
                NNI_VM_NEED(1);
                n = *m->p++;
            } else {
                NNI_VM_NEED(4);
                n = nni_le32(m->p);
                m->p += 4;
            }
            if (op == 'q' || op == 'r') nni_vm_memo(m, n);
            else if (n >= m->memo_room || !m->memo[n])
                nni_vm_bad(m, NN_E_FORMAT, "a memo entry that was never put");
            else nni_vm_push(m, m->memo[n]);
            break;
        default: nni_vm_refuse(m, op);
        }
    }
    return NULL;
#undef NNI_VM_NEED
}

NNI_FN int nni_pth_is_tensor(const nn_tensor *t) { return t->dtype != NN_UCS4 && t->dtype != NN_BYTES; }
typedef struct nni_pth {  /* a file: zip members or one block of memory */
    nni_vm vm;
    nn_zip *zip;
    nn_reader *r;                          /* old stream, by places: the file, whose beginning alone
                                              is in memory */
    char root[256];
    const char *dir;                       /* below it, where the storages are */
    nn_dict out;
    nn_buf name;
    char sep;
    int swapped;
    size_t depth, visits;
    uint64_t room_left;                    /* bytes of tensors that may still come */
    nn_buf *places;
    nn_place where;                        /* of the value in hand */
    size_t entries;                        /* how many names there may be */
    nn_buf *left;
    nn_buf *kinds, level;                  /* letters of the levels that lead to the value in hand */
} nni_pth;
NNI_FN nn_status nni_pth_member(nni_pth *p, const char *name, size_t n, size_t *i, nn_error *err)
{
    char full[512];
    size_t r = strlen(p->root);
    NN_ASSERT(r + n < sizeof full);                     /* the root is below 256 bytes, "constants/KEY"
                                                           at most 210 */
    memcpy(full, p->root, r);
    memcpy(full + r, name, n);
    full[r + n] = 0;
    *i = nn_zip_find(p->zip, full);
    if (*i == SIZE_MAX) return nni_err(err, NN_E_FORMAT, p->vm.name, "no member '%.100s'", full);
    return NN_OK;
}
/* The whole of member i: grows as it comes when it is packed. */
NNI_FN nn_status nni_zip_load(nn_zip *z, size_t i, unsigned char **data, size_t *bytes,
                              const nn_alloc *a, nn_error *err)
{
    nni_src src;
    nn_tensor t = NN_ZERO;
    size_t n;
    uint64_t at;
    nn_status s;
    /* its headers agree, before memory is taken for its size */
    if ((s = nn_zip_data_offset(z, i, &at, err)) != NN_OK) return s;
    memset(&src, 0, sizeof src);
    src.z = z;
    src.member = i;
    src.name = nn_zip_at(z, i)->name;
    if (nn_zip_at(z, i)->size > SIZE_MAX)
        return nn_error_set(err, NN_E_NOMEM, "%.100s: larger than memory", src.name);
    n = (size_t)nn_zip_at(z, i)->size;
    if ((s = nni_src_tensor(&src, &t, NN_U8, 1, 1, &n, 0, a, err)) != NN_OK) return s;
    *data = (unsigned char *)t.data;
    *bytes = t.capacity;
    return NN_OK;
}
/* Turn the signs that a view has only noted: all of them (neg), those of the imaginary parts (conj). */
NNI_FN void nni_pth_signs(nn_tensor *t, int conj, int neg)
{
    int is_complex = t->dtype == NN_C64 || t->dtype == NN_C128;
    size_t w = is_complex ? t->itemsize / 2 : t->itemsize, n, i;
    unsigned char *sign = (unsigned char *)t->data + (nni_big_endian() ? 0 : w - 1);
    n = nn_tensor_count(t) * (is_complex ? 2u : 1u);
    for (i = 0; i < n; i++, sign += w)
        if (neg != (conj && i % 2 == 1)) *sign = (unsigned char)(*sign ^ 0x80);
}
NNI_FN nn_status nni_pth_room(nni_pth *p, size_t bytes, nn_error *err)
{
    if (bytes > p->room_left)
        return nni_err(err, NN_E_LIMIT, p->vm.name,
                       "tensors that share or repeat storage unfold to far more than the file holds");
    p->room_left -= bytes;
    return NN_OK;
}
NNI_FN nn_status nni_pth_tensor(nni_pth *p, const nni_pk_tensor *t, nn_tensor *out, nn_error *err)
{
    nni_pk_storage *st = t->st;
    size_t w = nn_dtype_size(t->dtype), i, n, member = 0, count, bytes, off = (size_t)t->offset;
    uint64_t need = st->numel * (st->dtype == NN_DTYPE_NONE ? 1 : w);
    char path[300];
    nn_tensor r = NN_ZERO;
    nn_status s = NN_OK;
    int packed = 1;
    size_t expect = 1;
    if (st->numel > UINT64_MAX / 32 || !nni_shape_bytes(w, t->ndim, t->size, &count, &bytes))
        return nni_err(err, NN_E_FORMAT, p->vm.name, "a tensor size overflows");
    for (i = t->ndim; i-- > 0; ) {
        if (t->size[i] > 1 && t->stride[i] != expect) packed = 0;
        expect *= t->size[i];
    }
    if ((s = nni_pth_room(p, bytes, err)) != NN_OK) return s;
    if (p->zip && !st->data) {
        if (st->key_n > 200) return nni_err(err, NN_E_FORMAT, p->vm.name, "storage key too long");
        n = strlen(p->dir);
        memcpy(path, p->dir, n);
        path[n++] = '/';
        memcpy(path + n, st->key, st->key_n);
        if ((s = nni_pth_member(p, path, n + st->key_n, &member, err)) != NN_OK) return s;
        st->id = member + 1;                            /* TorchScript has several pickles over one archive */
        if (nn_zip_at(p->zip, member)->size < need)
            return nni_err(err, NN_E_FORMAT, p->vm.name, "%s/%.*s: expected %llu bytes, got %llu", p->dir,
                           (int)(st->key_n < 60 ? st->key_n : 60), st->key,
                           (unsigned long long)need,
                           (unsigned long long)nn_zip_at(p->zip, member)->size);
        /* left where they are; a storage that is not read from end to end is summed here */
        if (p->places && packed && count && !t->conj && !t->neg) {
            unsigned char piece[4096];
            uint64_t at, all = nn_zip_at(p->zip, member)->size;
            if ((s = nn_zip_data_offset(p->zip, member, &at, err)) != NN_OK) return s;
            for (at = 0; s == NN_OK && !st->seen && bytes != all && at < all; at += n) {
                n = all - at < sizeof piece ? (size_t)(all - at) : sizeof piece;
                s = nn_zip_read(p->zip, member, at, piece, n, err);
            }
            if (s != NN_OK) return s;
            st->seen = 1;
            p->where.offset = t->offset * w;
            p->where.member = member;
            p->where.swapped = p->swapped;
            *out = nn_tensor_view(NULL, t->dtype, t->ndim, t->size);
            return NN_OK;
        }
        if (!(packed && off == 0 && bytes == nn_zip_at(p->zip, member)->size &&
              nn_zip_at(p->zip, member)->method == 0)) {
            if ((s = nni_zip_load(p->zip, member, &st->data, &st->bytes, &p->vm.arena.alloc,
                                  err)) != NN_OK) return s;
            st->owned = 1;
        } else {
            uint64_t at;
            if ((s = nn_zip_data_offset(p->zip, member, &at, err)) != NN_OK) return s;
        }
    }
    if (p->r && st->seen && count && packed && !t->conj && !t->neg) {
        p->where.offset = st->at + t->offset * w;
        p->where.swapped = p->swapped;
        *out = nn_tensor_view(NULL, t->dtype, t->ndim, t->size);
        return NN_OK;
    }
    if (p->r && st->seen && !st->data && st->bytes) {
        if ((st->data = (unsigned char *)nn_mem_alloc(st->bytes, &p->vm.arena.alloc)) == NULL)
            return nni_err(err, NN_E_NOMEM, p->vm.name, "out of memory, %zu bytes wanted",
                           st->bytes);
        st->owned = 1;
        if ((s = nn_reader_read_at(p->r, st->at, st->data, st->bytes, err)) != NN_OK) return s;
    }
    if (!p->zip && !st->data && count)
        return nni_err(err, NN_E_FORMAT, p->vm.name, "storage '%.*s' is not in the file",
                       (int)(st->key_n < 60 ? st->key_n : 60), st->key);
    if ((s = nn_tensor_raw(&r, t->dtype, 0, t->ndim, t->size, &p->out.alloc, err)) != NN_OK) return s;
    if (!st->data) {                                    /* the usual case: straight from the file */
        if (bytes) s = nn_zip_read(p->zip, member, 0, r.data, bytes, err);
    } else if (packed) {
        if (bytes) memcpy(r.data, st->data + off * w, bytes);
    } else if (count) {
        size_t idx[NN_MAX_DIMS] = { 0 }, at = off, d;
        unsigned char *to = (unsigned char *)r.data;
        for (i = 0; i < count; i++, to += w) {
            memcpy(to, st->data + at * w, w);
            for (d = t->ndim; d-- > 0; ) {
                at += t->stride[d];
                if (++idx[d] < t->size[d]) break;
                at -= t->stride[d] * idx[d];
                idx[d] = 0;
            }
        }
    }
    if (s == NN_OK) s = nn_npy_settle(&r, 0, p->swapped, p->vm.name, err);
    if (s != NN_OK) { nn_tensor_free(&r); return s; }
    if (count && (t->conj || t->neg)) nni_pth_signs(&r, t->conj, t->neg);
    *out = r;
    return NN_OK;
}
/* put t, the value of v, under the name in p->name */
NNI_FN nn_status nni_pth_put(nni_pth *p, const nni_pk *v, nn_tensor *t, char leaf, nn_error *err)
{
    const char *name = p->name.len ? (const char *)p->name.data : "tensor";
    char mb[64];
    uint32_t i;
    nn_status s;
    if (p->name.len && strlen(name) != p->name.len)
        return nni_err(err, NN_E_UNSUPPORTED, p->vm.name, "a key holds a NUL character");
    if (p->out.count == p->entries)
        return nni_err(err, NN_E_LIMIT, p->vm.name, "expected at most %zu entries, got more",
                       p->entries);
    if (nn_dict_get(&p->out, name))
        return nni_err(err, NN_E_FORMAT, p->vm.name, "two values are called '%s' after flattening",
                       nni_name(mb, name));
    if ((s = nn_dict_put(&p->out, name, t, err)) != NN_OK) return s;
    if (p->kinds) s = nn_buf_put(p->kinds, p->level.data, p->level.len, err);
    if (p->kinds && s == NN_OK) s = nn_buf_put(p->kinds, &leaf, 1, err);
    if (p->kinds && (leaf == 'm' || leaf == 'M')) {
        if (s == NN_OK) s = nn_buf_reserve(p->kinds, v->n, err);
        for (i = 0; i < v->n && s == NN_OK; i++)
            p->kinds->data[p->kinds->len++] = v->u.v[i]->kind == NNI_PK_INT ? 'i' : 'f';
    }
    if (p->kinds && s == NN_OK) s = nn_buf_put(p->kinds, "", 1, err);
    return p->places && s == NN_OK ? nn_buf_put(p->places, &p->where, sizeof p->where, err) : s;
}
/* The value whose name is in p->name is left out and named, or refuses the file. */
NNI_FN nn_status nni_pth_leave(nni_pth *p, const char *why, nn_error *err)
{
    if (!p->left) return nni_err(err, NN_E_UNSUPPORTED, p->vm.name, "%s", why);
    return nni_left(p->left, p->name.len ? (const char *)p->name.data : "(the whole)", why, err);
}
/* Code points of a text, SIZE_MAX when it is no UTF-8; to: NULL, or where they go. */
NNI_FN size_t nni_pk_chars(const nni_pk *v, void *to)
{
    size_t i, w, n = 0;
    uint32_t c;
    for (i = 0; i < v->n; i += w, n++) {
        if ((w = nn_utf8_get(v->u.s + i, v->n - i, &c)) == 0) return SIZE_MAX;
        if (to) memcpy((char *)to + 4 * n, &c, 4);
    }
    return n;
}
/* The rest of a .npy after a header of dtype object: the pickle of an array whose items are all str. */
NN_DEF nn_status nn_npy_object_text(void *source, nn_tensor *t, const nn_npy_info *f, const nn_alloc *alloc)
{
    nni_src *src = (nni_src *)source;
    nni_vm m;
    nn_buf b = NN_ZERO;
    nn_tensor r = NN_ZERO;
    const nni_pk *v, *list = NULL;
    size_t got = 0, i, count, bytes, width = 0;
    uint64_t left;
    nn_status s = NN_E_UNSUPPORTED;
    if (!nni_src_left(src, &left) || left > NN_MAX_PTH_OBJECTS ||
        !nni_shape_bytes(1, f->ndim, f->shape, &count, &bytes)) return s;
    memset(&m, 0, sizeof m);
    if (alloc) m.arena.alloc = b.alloc = *alloc;
    if (nn_buf_reserve(&b, (size_t)left, NULL) != NN_OK ||
        nni_src_get(src, b.data, (size_t)left, &got, NULL) != NN_OK) got = 0;
    m.begin = m.p = b.data;
    m.end = b.data + got;
    m.name = src->name;
    m.limit = NNI_PTH_OBJECTS;
    m.newer = 1;
    v = got ? nni_vm_run(&m) : NULL;
    if (v && v->kind == NNI_PK_ARRAY && m.p == m.end) list = v->u.a->items;
    if (list && list->n == count && v->u.a->info.ndim == f->ndim &&
        memcmp(v->u.a->info.shape, f->shape, f->ndim * sizeof *f->shape) == 0) {
        for (i = 0, s = NN_OK; s == NN_OK && i < count; i++) {
            const size_t n = list->u.v[i]->kind == NNI_PK_STR ? nni_pk_chars(list->u.v[i], NULL) : SIZE_MAX;
            if (n == SIZE_MAX) s = NN_E_UNSUPPORTED;
            else if (n > width) width = n;
        }
        /* one long text makes every item as wide */
        if (s == NN_OK && count && width > (64 * left + ((size_t)1 << 20)) / 4 / count) s = NN_E_LIMIT;
        if (s == NN_OK) s = nn_tensor_raw(&r, NN_UCS4, width, f->ndim, f->shape, alloc, NULL);
        if (s == NN_OK && count) memset(r.data, 0, nn_tensor_bytes(&r));
        for (i = 0; s == NN_OK && i < count; i++)
            (void)nni_pk_chars(list->u.v[i], (char *)r.data + i * r.itemsize);
    }
    nni_vm_free(&m);
    nn_buf_free(&b);
    if (s == NN_OK) *t = r;
    return s;
}
NNI_FN nn_status nni_pth_flatten(nni_pth *p, const nni_pk *v, nn_error *err);
/* A NumPy array or scalar; *tensor: PyTorch has it as a tensor only */
NNI_FN nn_status nni_pth_numpy(nni_pth *p, const nni_pk_array *a, nn_tensor *t, int *tensor, nn_error *err)
{
    const nn_npy_info *f = &a->info;
    const size_t item = f->dtype == NN_UCS4 ? f->itemsize / 4 : f->dtype == NN_BYTES ? f->itemsize : 0;
    size_t count, bytes;
    nn_status s;
    if (!nni_shape_bytes(f->itemsize, f->ndim, f->shape, &count, &bytes) || bytes != a->bytes)
        return nni_err(err, NN_E_FORMAT, p->vm.name, "a NumPy array of another size than its shape says");
    if ((s = nni_pth_room(p, bytes, err)) != NN_OK) return s;
    s = nn_tensor_raw(t, f->dtype, item, f->ndim, f->shape, &p->out.alloc, err);
    if (s == NN_OK && bytes) memcpy(t->data, a->data, bytes);
    if (s == NN_OK) s = nn_npy_settle(t, f->fortran, f->swapped, p->vm.name, err);
    *tensor = nni_pth_is_tensor(t) && (t->ndim || t->dtype == NN_F32 || t->dtype == NN_F16 ||
        t->dtype == NN_U64 || t->dtype == NN_C64);      /* it has no other numbers of these types */
    return s;
}
/* What is no container of several values */
NNI_FN nn_status nni_pth_scalar(nni_pth *p, const nni_pk *v, nn_tensor *t, char *leaf, nn_error *err)
{
    nn_alloc *a = &p->out.alloc;
    nn_status s;
    switch (v->kind) {
    case NNI_PK_BOOL:
        if ((s = nn_tensor_raw(t, NN_BOOL, 0, 0, NULL, a, err)) == NN_OK) *nn_u8(t) = (uint8_t)v->u.i;
        return s;
    case NNI_PK_INT: return nn_tensor_scalar_i64(t, v->u.i, a, err);
    case NNI_PK_FLOAT: return nn_tensor_scalar_f64(t, v->u.f, a, err);
    case NNI_PK_COMPLEX:
        if ((s = nn_tensor_raw(t, NN_C128, 0, 0, NULL, a, err)) == NN_OK) {
            memcpy(t->data, &v->u.f, 8);
            memcpy((char *)t->data + 8, &v->im, 8);
        }
        return s;
    case NNI_PK_BYTES:
        if ((s = nn_tensor_raw(t, NN_BYTES, v->n, 0, NULL, a, err)) == NN_OK && v->n) memcpy(t->data, v->u.s, v->n);
        return s;
    case NNI_PK_ARRAY: {
        int tensor = 0;
        s = nni_pth_numpy(p, v->u.a, t, &tensor, err);
        if (tensor) *leaf = 't';
        return s;
    }
    case NNI_PK_BIG: case NNI_PK_STR: {
        const size_t n = nni_pk_chars(v, NULL);
        if (n == SIZE_MAX) return nni_err(err, NN_E_FORMAT, p->vm.name, "text that is not utf-8");
        if ((s = nn_tensor_raw(t, NN_UCS4, n, 0, NULL, a, err)) == NN_OK) (void)nni_pk_chars(v, t->data);
        return s;
    }
    case NNI_PK_CLASS: {
        char text[64];
        (void)snprintf(text, sizeof text, "%s.%s", v->u.c->module, v->u.c->name);
        return nn_tensor_scalar_text(t, text, a, err);
    }
    case NNI_PK_TENSOR:
        s = nni_pth_tensor(p, v->u.t, t, err);
        p->where.stored = v->u.t->stored;
        p->where.storage = v->u.t->st->id;
        return s;
    case NNI_PK_STORAGE: return nni_err(err, NN_E_UNSUPPORTED, p->vm.name, "a bare storage outside a tensor");
    default: return nn_tensor_scalar_text(t, "", a, err);   /* None, an empty container */
    }
}
/* What a list of numbers is as one array: i64, bool or, beside integers that a double holds, f64; else none */
NNI_FN nn_dtype nni_pk_numbers(const nni_pk *v, int *mixed)
{
    const int64_t exact = (int64_t)1 << 53;
    size_t i, ints = 0, floats = 0, bools = 0, wide = 0;
    for (i = 0; i < v->n; i++) {
        const nni_pk *x = v->u.v[i];
        ints += x->kind == NNI_PK_INT;
        wide += x->kind == NNI_PK_INT && (x->u.i > exact || x->u.i < -exact);
        floats += x->kind == NNI_PK_FLOAT;
        bools += x->kind == NNI_PK_BOOL;
    }
    *mixed = ints && floats;
    if (!v->n) return NN_DTYPE_NONE;
    if (bools == v->n) return NN_BOOL;
    if (ints == v->n) return NN_I64;
    return ints + floats == v->n && (!ints || !wide) ? NN_F64 : NN_DTYPE_NONE;
}
NNI_FN nn_status nni_pth_numbers(nni_pth *p, const nni_pk *v, nn_dtype dt, nn_tensor *t, nn_error *err)
{
    const size_t n = v->n;
    size_t i;
    nn_status s;
    if (n > p->vm.limit - p->visits)
        return nni_err(err, NN_E_LIMIT, p->vm.name, "expected at most %zu values, got more", p->vm.limit);
    p->visits += n;
    if ((s = nn_tensor_raw(t, dt, 0, 1, &n, &p->out.alloc, err)) != NN_OK) return s;
    for (i = 0; i < n; i++) {
        const nni_pk *x = v->u.v[i];
        if (dt == NN_BOOL) nn_u8(t)[i] = (uint8_t)x->u.i;
        else if (dt == NN_I64) nn_i64(t)[i] = x->u.i;
        else nn_f64(t)[i] = x->kind == NNI_PK_FLOAT ? x->u.f : (double)x->u.i;
    }
    return NN_OK;
}
/* a level of names: of a dict its keys, of a list or tuple the indices */
NNI_FN nn_status nni_pth_level(nni_pth *p, const nni_pk *v, nn_error *err)
{
    const size_t had = p->name.len, step = v->kind == NNI_PK_DICT ? 2 : 1;
    size_t i;
    nn_status s = NN_OK;
    if (p->depth == NN_MAX_PTH_DEPTH)
        return nni_err(err, NN_E_LIMIT, p->vm.name,
                       "containers nested deeper than NN_MAX_PTH_DEPTH = %d", NN_MAX_PTH_DEPTH);
    p->depth++;
    for (i = 0; i < v->n && s == NN_OK; i += step) {
        const nni_pk *x = step == 2 ? v->u.v[i] : NULL;
        const char *letter = !x ? v->tuple ? "u" : "l" : x->kind == NNI_PK_STR ? "s" : "i";
        char num[24];
        const char *key = num;
        size_t n = 0;
        if (x && (x->kind == NNI_PK_STR)) { key = x->u.s; n = x->n;
        } else if (x && x->kind != NNI_PK_INT && x->kind != NNI_PK_BOOL) {
            s = nni_pth_leave(p, "a dictionary key that is neither text nor an integer", err);
            if (s != NN_OK) break;
            continue;
        } else {
            int64_t k = x ? x->u.i : (int64_t)i;
            if (k < 0) num[n++] = '-';
            n += nni_put_dec(num + n, k < 0 ? (uint64_t)(-(k + 1)) + 1 : (uint64_t)k);
        }
        if (p->kinds && memchr(key, p->sep, n)) {
            s = nni_err(err, NN_E_UNSUPPORTED, p->vm.name,
                        "a key holds the separator of the levels");
            break;
        }
        if (p->name.len) s = nn_buf_put(&p->name, &p->sep, 1, err);
        if (s == NN_OK) s = nn_buf_put(&p->name, key, n, err);
        if (s == NN_OK) s = nn_buf_put(&p->level, letter, 1, err);
        if (s == NN_OK) s = nni_pth_flatten(p, v->u.v[i + step - 1], err);
        if (p->level.len) p->level.len--;
        p->name.len = had;
        if (p->name.data) p->name.data[had] = 0;
    }
    p->depth--;
    return s;
}
/* v under the name in hand: an entry, or the entries of a level */
NNI_FN nn_status nni_pth_flatten(nni_pth *p, const nni_pk *v, nn_error *err)
{
    const int list = v->kind == NNI_PK_LIST;
    nn_tensor t = NN_ZERO;
    nn_status s = NN_OK;
    char leaf = v->kind == NNI_PK_TENSOR ? 't' : 'v';
    p->where.member = NN_NO_MEMBER;
    p->where.storage = 0;
    if (++p->visits > p->vm.limit)
        return nni_err(err, NN_E_LIMIT, p->vm.name,
                       "expected at most %zu values, got more (containers that hold each other?)",
                       p->vm.limit);
    p->where.stored = NULL;
    if (v->kind == NNI_PK_OTHER) {
        if ((s = nni_pth_leave(p, v->u.o->what, err)) != NN_OK || !v->u.o->state || v->u.o->state->kind != NNI_PK_DICT)
            return s;
        if (p->depth == NN_MAX_PTH_DEPTH) return NN_OK;
        p->depth++;                                     /* what an object holds, under its name */
        s = nni_pth_flatten(p, v->u.o->state, err);
        p->depth--;
        return s;
    }
    if (v->kind == NNI_PK_ARRAY && (v->u.a->why || !v->u.a->data))
        return nni_pth_leave(p, v->u.a->why ? v->u.a->why : "a NumPy dtype", err);
    if (v->kind == NNI_PK_BIG) leaf = 'b';
    if (v->kind == NNI_PK_NONE) leaf = 'n';
    if (v->kind == NNI_PK_DICT && !v->n) leaf = 'd';
    if (list && !v->n) leaf = v->tuple ? 'z' : 'e';
    if (!p->kinds && strchr("ndez", leaf)) return NN_OK;
    if (list && v->n) {
        int mixed;
        const nn_dtype dt = nni_pk_numbers(v, &mixed);
        if (dt == NN_DTYPE_NONE) return nni_pth_level(p, v, err);
        s = nni_pth_numbers(p, v, dt, &t, err);
        leaf = mixed ? v->tuple ? 'M' : 'm' : v->tuple ? 'u' : 'v';
    } else if (v->kind == NNI_PK_DICT && v->n) return nni_pth_level(p, v, err);
    else s = nni_pth_scalar(p, v, &t, &leaf, err);
    if (s == NN_OK) s = nni_pth_put(p, v, &t, leaf, err);
    nn_tensor_free(&t);
    return s;
}
/* TorchScript keeps what its code uses, of a frozen module all weights, in a second pickle with storages of its
 * own: its tensors are "constants.0", .. */
NNI_FN nn_status nni_pth_constants(nni_pth *p, size_t member, nn_error *err)
{
    unsigned char *pkl = NULL;
    size_t room = 0;
    nni_vm fresh;
    nni_pk *v;
    nn_status s;
    memset(&fresh, 0, sizeof fresh);
    fresh.arena.alloc = p->vm.arena.alloc;
    fresh.lenient = p->vm.lenient;
    fresh.codes = p->vm.codes;
    fresh.name = p->vm.name;
    fresh.err = p->vm.err;
    fresh.limit = p->vm.limit;
    nni_vm_free(&p->vm);
    p->vm = fresh;
    p->dir = "constants";
    if ((s = nni_zip_load(p->zip, member, &pkl, &room, &p->vm.arena.alloc, err)) != NN_OK) return s;
    p->vm.begin = p->vm.p = pkl;
    p->vm.end = pkl + (size_t)nn_zip_at(p->zip, member)->size;
    v = nni_vm_run(&p->vm);
    s = v ? nn_buf_text(&p->name, p->dir, err) : p->vm.s;
    if (s == NN_OK) s = nn_buf_put(&p->level, "s", 1, err);
    if (s == NN_OK) s = nni_pth_flatten(p, v, err);
    nn_mem_free(pkl, room, &p->vm.arena.alloc);
    return s;
}
NNI_FN nn_status nni_pth_zip(nni_pth *p, nn_error *err)
{
    const char *first = nn_zip_count(p->zip) ? nn_zip_at(p->zip, 0)->name : "";
    const char *slash = strchr(first, '/');
    size_t i, n;
    unsigned char *pkl = NULL, small[16];
    size_t pkl_room = 0;
    nni_pk *v;
    nn_status s;
    if (!slash || (size_t)(slash - first) + 2 > sizeof p->root)
        return nni_err(err, NN_E_FORMAT, p->vm.name,
                       "not a PyTorch checkpoint: no root folder in the archive");
    memcpy(p->root, first, (size_t)(slash - first) + 1);
    if (nni_pth_member(p, "version", 7, &i, NULL) != NN_OK &&
        nni_pth_member(p, ".data/version", 13, &i, NULL) != NN_OK)
        return nni_err(err, NN_E_FORMAT, p->vm.name,
                       "not a PyTorch checkpoint: no member '%sversion'", p->root);
    n = nn_zip_at(p->zip, i)->size < sizeof small ? (size_t)nn_zip_at(p->zip, i)->size : sizeof small - 1;
    if ((s = nn_zip_read(p->zip, i, 0, small, n, err)) != NN_OK) return s;
    small[n] = 0;
    {
        size_t k = 0, ver = 0;
        while (small[k] >= '0' && small[k] <= '9' && ver < 1000)
            ver = ver * 10 + (size_t)(small[k++] - '0');
        if (k == 0 || ver < 1 || ver > 10)
            return nni_err(err, NN_E_UNSUPPORTED, p->vm.name,
                           "expected checkpoint version 1 to 10, got '%.8s'", (const char *)small);
    }
    if (nni_pth_member(p, "byteorder", 9, &i, NULL) == NN_OK) {
        n = nn_zip_at(p->zip, i)->size < sizeof small ? (size_t)nn_zip_at(p->zip, i)->size :
                                                        sizeof small - 1;
        if ((s = nn_zip_read(p->zip, i, 0, small, n, err)) != NN_OK) return s;
        p->swapped = (n >= 3 && memcmp(small, "big", 3) == 0) != nni_big_endian();
    } else p->swapped = nni_big_endian();
    if ((s = nni_pth_member(p, "data.pkl", 8, &i, err)) != NN_OK) return s;
    if ((s = nni_zip_load(p->zip, i, &pkl, &pkl_room, &p->vm.arena.alloc, err)) != NN_OK) return s;
    p->vm.begin = p->vm.p = pkl;
    p->vm.end = pkl + (size_t)nn_zip_at(p->zip, i)->size;
    v = nni_vm_run(&p->vm);
    s = v ? nni_pth_flatten(p, v, err) : p->vm.s;
    nn_mem_free(pkl, pkl_room, &p->vm.arena.alloc);
    if (s == NN_OK && p->left && nni_pth_member(p, "constants.pkl", 13, &i, NULL) == NN_OK)
        s = nni_pth_constants(p, i, err);
    return s;
}
/* The stream of torch.save before 1.6: magic, protocol, system facts, the object, the storage keys,
 * the storages. */
NNI_FN nn_status nni_pth_legacy(nni_pth *p, unsigned char *data, size_t n, nn_error *err)
{
    static const unsigned char magic[] = { 0x80, 2,    0x8A, 10,   0x6C, 0xFC, 0x9C, 0x46,
                                           0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, '.' };
    nni_vm *m = &p->vm;
    nni_pk *v, *obj, *keys;
    uint32_t i;
    uint64_t at, size = n;
    int little = 1;
    if (n < sizeof magic || memcmp(data, magic, sizeof magic) != 0) {
        if (n > 262 && memcmp(data + 257, "ustar", 5) == 0)
            return nni_err(err, NN_E_UNSUPPORTED, m->name,
                           "a tar checkpoint of PyTorch before 0.1.10 is not supported");
        return nni_err(err, NN_E_FORMAT, m->name,
                       "not a PyTorch checkpoint: neither a zip archive nor the old stream");
    }
    m->begin = data;
    m->p = data + sizeof magic;
    m->end = data + n;
    if ((v = nni_vm_run(m)) == NULL) return m->s;
    if (v->kind != NNI_PK_INT || v->u.i != 1001)
        return nni_err(err, NN_E_UNSUPPORTED, m->name, "old stream: expected protocol 1001");
    if ((v = nni_vm_run(m)) == NULL) return m->s;
    for (i = 0; v->kind == NNI_PK_DICT && i + 1 < v->n; i += 2)
        if (nni_pk_is(v->u.v[i], "little_endian"))
            little = v->u.v[i + 1]->kind == NNI_PK_BOOL && v->u.v[i + 1]->u.i;
    p->swapped = little == nni_big_endian();
    if ((obj = nni_vm_run(m)) == NULL || (keys = nni_vm_run(m)) == NULL) return m->s;
    if (keys->kind != NNI_PK_LIST) { nni_vm_bad(m, NN_E_FORMAT, "no list of storage keys"); return m->s; }
    at = (uint64_t)(m->p - data);
    if (p->r) (void)nn_reader_size(p->r, &size);
    for (i = 0; i < keys->n; i++) {
        const nni_pk *k = keys->u.v[i];
        nni_pk_storage *st = k->kind == NNI_PK_STR ? nni_vm_stored(m, k, 1) : NULL;
        uint64_t numel, bytes;
        unsigned char h[8];
        nn_status s;
        if (!st) return nni_vm_bad_at(m, NN_E_FORMAT, at, "a storage that no tensor uses");
        st->seen = 1;
        if (size - at < 8) return nni_vm_bad_at(m, NN_E_FORMAT, at, "cut short");
        if (!p->r) memcpy(h, data + at, 8);
        else if ((s = nn_reader_read_at(p->r, at, h, 8, err)) != NN_OK) return s;
        /* the file's order, not the host's */
        numel = little ? nni_le64(h) : (uint64_t)nni_be32(h) << 32 | nni_be32(h + 4);
        at += 8;
        if (numel != st->numel)
            return nni_vm_bad_at(m, NN_E_FORMAT, at, "a storage of another size than announced");
        bytes = numel > UINT64_MAX / 32 ?
                    UINT64_MAX :
                    numel * (st->dtype == NN_DTYPE_NONE ? 1 : nn_dtype_size(st->dtype));
        if (bytes > size - at) return nni_vm_bad_at(m, NN_E_FORMAT, at, "a storage is cut short");
        if (!p->r) st->data = data + at;
        st->at = at;
        st->bytes = (size_t)bytes;
        at += bytes;
    }
    return nni_pth_flatten(p, obj, err);
}
/* How many bytes the five pickles of an old stream take, told by their opcodes' lengths alone: the
 * file's beginning that nni_pth_legacy needs, the storages behind it stay where they are. Up to an
 * opcode that is not known, which will be refused there, or to the end. */
NNI_FN nn_status nni_pth_head(nn_reader *r, uint64_t *head, nn_error *err)
{
    uint64_t skip = 0;                     /* bytes of the argument in hand        */
    unsigned digits = 0, digit = 0;        /* bytes of its length, and which comes */
    unsigned lines = 0, pickles = 5;
    const unsigned char *p;
    size_t n = 1, i;
    nn_status s = NN_OK;
    *head = 0;
    while (pickles && (s = nn_reader_peek(r, 1, &p, &n, err)) == NN_OK && n) {
        for (i = 0; i < n && pickles; ) {
            if (digits) {
                skip |= (uint64_t)p[i++] << (8 * digit++);
                if (digit == digits) digits = 0;
                continue;
            }
            if (skip) {
                size_t step = skip < n - i ? (size_t)skip : n - i;
                skip -= step;
                i += step;
                continue;
            }
            if (lines) {
                if (p[i++] == '\n') lines--;
                continue;
            }
            digit = 0;
            switch (p[i++]) {
            case '.': pickles--; break;
            case 'K': case 'q': case 'h': case 0x80: skip = 1; break;
            case 'M': skip = 2; break;
            case 'J': case 'r': case 'j': skip = 4; break;
            case 'G': skip = 8; break;
            case 'U': case 0x8A: digits = 1; break;
            case 'X': case 'T': digits = 4; break;
            case 'c': lines = 2; break;
            case '(': case ')': case ']': case '}': case 't': case 'a': case 'e': case 'u': case 's':
            case 'R': case 'b': case 'Q': case 'N': case 0x81: case 0x85: case 0x86: case 0x87:
            case 0x88: case 0x89: case 0x8F: case 0x90: break;
            default: pickles = 0; break;
            }
        }
        nn_reader_take(r, i);
        *head += i;
    }
    return s;
}
/* r: `data` are but the beginning of that file */
NNI_FN nn_status nni_pth_load(nn_dict *d, nn_zip *zip, nn_reader *r, unsigned char *data, size_t n,
                              const char *name, const nn_pth_opts *o, nn_error *err)
{
    nni_pth *p;
    nn_alloc a = d->alloc.alloc ? d->alloc : o->file.alloc;
    uint64_t size = zip ? zip->size : n;
    nn_status s;
    if (r) (void)nn_reader_size(r, &size);
    p = (nni_pth *)nni_new(1, sizeof *p, &a);
    if (!p) return nn_error_set(err, NN_E_NOMEM, "nn_pth_read: out of memory");
    p->vm.arena.alloc = p->out.alloc = p->name.alloc = p->level.alloc = a;
    p->kinds = o->kinds;
    p->left = o->file.left;
    p->vm.lenient = p->left != NULL;
    p->vm.codes = p->left || o->file.places;
    p->vm.name = name;
    p->vm.err = err;
    p->dir = "data";
    p->name.limit = 1 << 16;
    p->sep = o->separator ? o->separator : '.';
    p->room_left = o->file.limit            ? o->file.limit :
                   size > (UINT64_MAX >> 4) ? size :
                                              size * 8 + ((uint64_t)16 << 20);
    /* what a file may unfold to grows with its size: every value is a byte of it at least */
    p->vm.limit = NNI_PTH_OBJECTS + (size < NN_MAX_PTH_OBJECTS - NNI_PTH_OBJECTS ?
                                         (size_t)size : NN_MAX_PTH_OBJECTS - NNI_PTH_OBJECTS);
    p->entries = p->vm.limit / 16;
    p->zip = zip;
    p->r = r;
    p->places = o->file.places;
    if (zip) {
        size_t i;
        uint64_t all = 0;
        zip->crc_zero = 1;
        zip->crc_off = o->no_crc;
        for (i = 0; i < nn_zip_count(zip); i++)
            all += nn_zip_at(zip, i)->size < UINT64_MAX / 65536 ? nn_zip_at(zip, i)->size : 0;
        /* packed members */
        if (!o->file.limit && all > size)
            p->room_left = all < (UINT64_MAX >> 4) ? all * 8 + ((uint64_t)16 << 20) : all;
    }
    s = zip ? nni_pth_zip(p, err) : nni_pth_legacy(p, data, n, err);
    if (s == NN_OK) *d = p->out;
    else nn_dict_free(&p->out);
    nn_buf_free(&p->name);
    nn_buf_free(&p->level);
    nni_vm_free(&p->vm);
    nn_mem_free(p, sizeof *p, &a);
    return s;
}
NN_DEF nn_status nn_pth_read(nn_dict *d, const char *path, const nn_pth_opts *opts, nn_error *err)
{
    nn_pth_opts o = NN_ZERO;
    nn_reader *r;
    nn_zip *z;
    nn_buf all = NN_ZERO;
    const unsigned char *p;
    size_t n;
    int zip;
    nn_status s;
    if (opts) o = *opts;
    o.file.raw = 1;
    {
        nn_file_opts ro = o.file;
        ro.limit = 0;
        if ((s = nn_reader_open(&r, path, &ro, err)) != NN_OK) return s;
        s = nn_reader_peek(r, 4, &p, &n, err);
        zip = s == NN_OK && n >= 4 && nni_le32(p) == 0x04034b50;
        nn_reader_close(r);
        if (s != NN_OK) return s;
        if (zip) {
            if ((s = nn_zip_open(&z, path, &ro, err)) != NN_OK) return s;
            s = nni_pth_load(d, z, NULL, NULL, 0, o.file.name ? o.file.name : path, &o, err);
            nn_zip_close(z);
            return s;
        }
        all.alloc = d->alloc.alloc ? d->alloc : o.file.alloc;
        /* the pickles stand before the data: they alone are read */
        if (o.file.places) {
            uint64_t size, head = 0;
            size_t got = 0, had = o.file.places->len;
            int is_file;
            if ((s = nn_reader_open(&r, path, &ro, err)) != NN_OK) return s;
            is_file = nn_reader_size(r, &size);
            if (is_file) {
                if ((s = nni_pth_head(r, &head, err)) == NN_OK) s = nn_reader_seek(r, 0, err);
                if (head < 4096) head = 4096;           /* what is no checkpoint is told by it */
                if (s == NN_OK && head > SIZE_MAX / 2)
                    s = nn_error_set(err, NN_E_NOMEM, "nn_pth_read: out of memory");
                if (s == NN_OK) s = nn_buf_reserve(&all, (size_t)head, err);
                if (s == NN_OK) s = nn_reader_read(r, all.data, (size_t)head, &got, err);
                if (s == NN_OK)
                    s = nni_pth_load(d, NULL, r, all.data, got, o.file.name ? o.file.name : path,
                                     &o, err);
            }
            nn_reader_close(r);
            nn_buf_free(&all);
            if (s != NN_OK) o.file.places->len = had;
            if (is_file || s != NN_OK) return s;
        }
        ro.limit = UINT64_MAX / 2;
        if ((s = nn_file_read(&all, path, &ro, err)) == NN_OK)
            s = nni_pth_load(d, NULL, NULL, all.data, all.len, o.file.name ? o.file.name : path, &o,
                             err);
        nn_buf_free(&all);
    }
    return s;
}
NN_DEF nn_status nn_pth_read_zip(nn_dict *d, nn_zip *zip, const nn_pth_opts *opts, nn_error *err)
{
    nn_pth_opts o = NN_ZERO;
    if (opts) o = *opts;
    return nni_pth_load(d, zip, NULL, NULL, 0, o.file.name ? o.file.name : nn_reader_name(zip->r), &o,
                        err);
}
NN_DEF nn_status nn_pth_read_memory(nn_dict *d, const void *data, size_t n, const nn_pth_opts *opts,
                                    nn_error *err)
{
    nn_pth_opts o = NN_ZERO;
    nn_zip *z;
    nn_status s;
    const char *name;
    if (opts) o = *opts;
    name = o.file.name ? o.file.name : "memory";
    if (n >= 4 && nni_le32(data) == 0x04034b50) {
        if ((s = nn_zip_memory(&z, data, n, &o.file, err)) != NN_OK) return s;
        s = nni_pth_load(d, z, NULL, NULL, 0, name, &o, err);
        nn_zip_close(z);
        return s;
    } else {
        nn_buf all = NN_ZERO;                           /* a copy: storages are taken from it by pointer */
        all.alloc = d->alloc.alloc ? d->alloc : o.file.alloc;
        s = nn_buf_put(&all, data, n, err);
        if (s == NN_OK) s = nni_pth_load(d, NULL, NULL, all.data, all.len, name, &o, err);
        nn_buf_free(&all);
        return s;
    }
}
NN_DEF nn_status nn_pth_state(nn_dict *d, nn_error *err)
{
    static const char *const prefix[] = {
        "model_state_dict.", "model_state.", "state_dict.", "model.", "net.", "network.", "module."
    };
    size_t i, k, n, to;
    int found = 1;
    while (found) {
        found = 0;
        for (k = 0; k < sizeof prefix / sizeof *prefix && !found; k++) {
            n = strlen(prefix[k]);
            for (i = 0; i < d->count; i++)
                if (strncmp(d->items[i].name, prefix[k], n) == 0 && d->items[i].value.ndim > 0)
                    found = 1;
            if (!found) continue;
            for (i = to = 0; i < d->count; i++) {
                char *name = d->items[i].name, *copy;
                size_t len = strlen(name) + 1;
                if (strncmp(name, prefix[k], n) != 0) {
                    nn_mem_free(name, len, &d->alloc);
                    nn_tensor_free(&d->items[i].value);
                    continue;
                }
                if ((copy = (char *)nn_mem_alloc(len - n, &d->alloc)) == NULL) break;
                memcpy(copy, name + n, len - n);
                nn_mem_free(name, len, &d->alloc);
                d->items[to] = d->items[i];
                d->items[to++].name = copy;
            }
            if (i < d->count) {                         /* what was done stays whole */
                memmove(d->items + to, d->items + i, (d->count - i) * sizeof *d->items);
                d->count -= i - to;
                (void)nn_dict_reindex(d, NULL);
                return nn_error_set(err, NN_E_NOMEM, "nn_pth_state: out of memory");
            }
            d->count = to;
        }
    }
    return nn_dict_reindex(d, err);
}

typedef struct nni_pkw {  /* writing: protocol 2, memo-free, CPU storages numbered in order */
    nn_buf out;
    const nn_dict *d;
    const nn_file_opts *file;
    char sep;
    const char **kind;                     /* nn_pth_opts.kinds, by entry, or NULL */
    size_t storage;
    nn_error *err;
    nn_status s;
} nni_pkw;
NNI_FN void nni_pkw_raw(nni_pkw *w, const void *p, size_t n)
{
    if (w->s == NN_OK) w->s = nn_buf_put(&w->out, p, n, w->err);
}
NNI_FN void nni_pkw_text(nni_pkw *w, const char *s, size_t n)
{
    unsigned char h[5] = { 'X' };
    nni_put_le32(h + 1, (uint32_t)n);
    nni_pkw_raw(w, h, 5);
    nni_pkw_raw(w, s, n);
}
NNI_FN void nni_pkw_int(nni_pkw *w, int64_t v)
{
    unsigned char h[10];
    if (v >= 0 && v < 256) { h[0] = 'K'; h[1] = (unsigned char)v; nni_pkw_raw(w, h, 2); }
    else if (v >= 0 && v < 65536) { h[0] = 'M'; nni_put_le16(h + 1, (uint32_t)v); nni_pkw_raw(w, h, 3);
    } else if (v >= -2147483647 - 1 && v <= 2147483647) {
        h[0] = 'J';
        nni_put_le32(h + 1, (uint32_t)(v & 0xFFFFFFFF));
        nni_pkw_raw(w, h, 5);
    } else {
        h[0] = 0x8A;
        h[1] = 8;
        nni_put_le64(h + 2, (uint64_t)v);
        nni_pkw_raw(w, h, 10);
    }
}
NNI_FN void nni_pkw_number(nni_pkw *w, const nn_tensor *t, size_t i)
{
    unsigned char h[9];
    if (t->dtype == NN_BOOL) {
        h[0] = ((const unsigned char *)t->data)[i] ? 0x88 : 0x89;
        nni_pkw_raw(w, h, 1);
        return;
    }
    if (t->dtype == NN_F64 || t->dtype == NN_C128) {
        const size_t parts = t->dtype == NN_F64 ? 1 : 2;
        size_t k;
        if (parts == 2) nni_pkw_raw(w, "c__builtin__\ncomplex\n", 21);
        for (k = 0; k < parts; k++) {
            uint64_t x;
            memcpy(&x, (const char *)t->data + 8 * (parts * i + k), 8);
            h[0] = 'G';
            nni_put_be32(h + 1, (uint32_t)(x >> 32));
            nni_put_be32(h + 5, (uint32_t)x);
            nni_pkw_raw(w, h, 9);
        }
        if (parts == 2) nni_pkw_raw(w, "\x86R", 2);
        return;
    }
    switch (t->dtype) {
    case NN_I8: nni_pkw_int(w, ((const int8_t *)t->data)[i]); break;
    case NN_I16: nni_pkw_int(w, ((const int16_t *)t->data)[i]); break;
    case NN_I32: nni_pkw_int(w, ((const int32_t *)t->data)[i]); break;
    case NN_I64: nni_pkw_int(w, ((const int64_t *)t->data)[i]); break;
    case NN_U8: nni_pkw_int(w, ((const uint8_t *)t->data)[i]); break;
    case NN_U16: nni_pkw_int(w, ((const uint16_t *)t->data)[i]); break;
    case NN_U32: nni_pkw_int(w, ((const uint32_t *)t->data)[i]); break;
    default:
        w->s = nn_error_set(w->err, NN_E_UNSUPPORTED, "nn_pth_write: a Python number of dtype %s",
                        nn_dtype_name(t->dtype));
        break;
    }
}
NNI_FN void nni_pkw_tuple(nni_pkw *w, const uint64_t *v, size_t n)
{
    size_t i;
    unsigned char op;
    if (n == 0) { nni_pkw_raw(w, ")", 1); return; }
    if (n > 3) nni_pkw_raw(w, "(", 1);
    for (i = 0; i < n; i++) nni_pkw_int(w, (int64_t)v[i]);
    op = (unsigned char)(n > 3 ? 't' : 0x84 + n);
    nni_pkw_raw(w, &op, 1);
}
#define NNI_PTH_STORAGE(value, name, word, size, unit, kind, npy, st, rank, storage) storage,
static const char *const nni_pth_storages[NN_DTYPE_END] = {
    "", NN_DTYPE_LIST(NNI_PTH_STORAGE, NNI_PTH_STORAGE) };
NNI_FN void nni_pkw_tensor(nni_pkw *w, const nn_tensor *t)
{
    uint64_t shape[NN_MAX_DIMS], stride[NN_MAX_DIMS];
    char num[24], cls[48];
    size_t i, n;
    int v3 = t->dtype == NN_U16 || t->dtype == NN_U32 || t->dtype == NN_U64;
    if (!v3 && !nni_pth_storages[t->dtype][0]) {
        w->s = nn_error_set(w->err, NN_E_UNSUPPORTED, "nn_pth_write: a tensor of dtype %s",
                        nn_dtype_name(t->dtype));
        return;
    }
    for (i = t->ndim; i-- > 0; ) {
        shape[i] = t->shape[i];
        stride[i] = i + 1 == t->ndim ? 1 : stride[i + 1] * (shape[i + 1] ? shape[i + 1] : 1);
    }
    n = (size_t)snprintf(cls, sizeof cls, "ctorch._utils\n_rebuild_tensor_v%d\n((", v3 ? 3 : 2);
    nni_pkw_raw(w, cls, n);
    nni_pkw_text(w, "storage", 7);
    n = v3 ? (size_t)snprintf(cls, sizeof cls, "ctorch.storage\nUntypedStorage\n") :
             (size_t)snprintf(cls, sizeof cls, "ctorch\n%s\n", nni_pth_storages[t->dtype]);
    nni_pkw_raw(w, cls, n);
    nni_pkw_text(w, num, nni_put_dec(num, w->storage++));
    nni_pkw_text(w, "cpu", 3);
    nni_pkw_int(w, (int64_t)(v3 ? nn_tensor_bytes(t) : nn_tensor_count(t)));
    nni_pkw_raw(w, "tQK\0", 4);
    nni_pkw_tuple(w, shape, t->ndim);
    nni_pkw_tuple(w, stride, t->ndim);
    nni_pkw_raw(w, "\x89" "ccollections\nOrderedDict\n)R", 28);
    if (v3) {
        n = (size_t)snprintf(cls, sizeof cls, "ctorch\n%s\n",
                             t->dtype == NN_U16 ? "uint16" :
                             t->dtype == NN_U32 ? "uint32" :
                                                  "uint64");
        nni_pkw_raw(w, cls, n);
    }
    nni_pkw_raw(w, "tR", 2);
}
/* text in decimal as an integer of any size */
NNI_FN void nni_pkw_big(nni_pkw *w, const nn_tensor *t)
{
    unsigned char h[2] = { 0x8A, 0 }, d[256] = { 0 };
    char text[640];
    const size_t len = nn_tensor_text(t, 0, text, sizeof text);
    const int negative = *text == '-';
    size_t i, k, n = 1;
    unsigned carry;
    for (i = (size_t)negative; i < len && len < sizeof text; i++) {
        for (k = 0, carry = (unsigned)(text[i] - '0'); k < n || carry; k++, carry >>= 8) {
            if (k == 254) return;                       /* more than one was ever read from */
            carry += d[k] * 10u;
            d[k] = (unsigned char)(carry & 0xFF);
            if (k >= n) n = k + 1;
        }
    }
    if (d[n - 1] >> 7) n++;                             /* room for the sign */
    for (k = 0, carry = 1; negative && k < n; k++) {
        d[k] = (unsigned char)((d[k] ^ 0xFFu) + carry);
        carry = carry && !d[k];
    }
    h[1] = (unsigned char)n;
    nni_pkw_raw(w, h, 2);
    nni_pkw_raw(w, d, n);
}
/* Text of element i as str, or its bytes as bytes (protocol 2 spells them encode(text, 'latin1')). */
NNI_FN void nni_pkw_string(nni_pkw *w, const nn_tensor *t, size_t i)
{
    const unsigned char *b = (const unsigned char *)t->data + i * t->itemsize;
    size_t n = t->itemsize, k, at;
    if (t->dtype == NN_BYTES) { nni_pkw_raw(w, "c_codecs\nencode\n(", 17); while (n && b[n - 1] == 0) n--; }
    else n = nn_tensor_text(t, i, NULL, 0);
    if (n > 0x7FFFFFFF) { w->s = nn_error_set(w->err, NN_E_LIMIT, "nn_pth_write: text too long"); return; }
    nni_pkw_text(w, "", 0);                             /* the length follows below */
    if (w->s == NN_OK) w->s = nn_buf_reserve(&w->out, 2 * n + 1, w->err);
    if (w->s != NN_OK) return;
    at = w->out.len;
    if (t->dtype == NN_BYTES)
        for (k = 0; k < n; k++) w->out.len += nn_utf8_put((char *)w->out.data + w->out.len, b[k]);
    else { (void)nn_tensor_text(t, i, (char *)w->out.data + at, n + 1); w->out.len += n; }
    nni_put_le32(w->out.data + at - 4, (uint32_t)(w->out.len - at));
    if (t->dtype == NN_BYTES) { nni_pkw_text(w, "latin1", 6); nni_pkw_raw(w, "tR", 2); }
}
/* Levels of names. Item i at a level whose names share `skip` bytes: its key is [key, key + len); the items
 * up to *next share it, and deep says that it holds a level of its own. */
typedef struct nni_pkw_key { const char *key; size_t len, next; int deep; } nni_pkw_key;
NNI_FN nni_pkw_key nni_pkw_at(const nni_pkw *w, size_t i, size_t last, size_t skip)
{
    nni_pkw_key k;
    const char *end;
    k.key = w->d->items[i].name + skip;
    end = w->sep ? strchr(k.key, w->sep) : NULL;
    k.deep = end != NULL;
    k.len = end ? (size_t)(end - k.key) : strlen(k.key);
    for (k.next = i + 1; end && k.next < last; k.next++)
        if (strncmp(w->d->items[k.next].name + skip, k.key, k.len + 1) != 0) break;
    return k;
}
NNI_FN int nni_pkw_weight(const nn_tensor *t)
{
    return t->ndim >= 2 || t->dtype == NN_F32 || t->dtype == NN_F16 || t->dtype == NN_BF16;
}
/* Without kinds: is that level a state dict, whose values are all tensors? */
NNI_FN int nni_pkw_is_state(const nni_pkw *w, size_t first, size_t last, size_t skip)
{
    int tensors = !w->sep;
    for (; first < last && !tensors; first++)
        tensors = !strchr(w->d->items[first].name + skip, w->sep) && nni_pkw_weight(&w->d->items[first].value);
    return tensors;
}
/* a list or tuple begins, or ends */
NNI_FN void nni_pkw_open(nni_pkw *w, int tuple) { nni_pkw_raw(w, tuple ? "(" : "](", tuple ? 1 : 2); }
NNI_FN void nni_pkw_close(nni_pkw *w, int tuple) { nni_pkw_raw(w, tuple ? "t" : "e", 1); }
/* Entry i as a Python value: a number, text, or a list or tuple of them; word: NULL, or of nn_pth_opts.kinds from
 * its leaf on */
NNI_FN void nni_pkw_value(nni_pkw *w, size_t i, const char *word)
{
    const nn_tensor *t = &w->d->items[i].value;
    const int text = !nni_pth_is_tensor(t), tuple = word && (*word == 'u' || *word == 'M');
    const char *mixed = word && (*word == 'm' || *word == 'M') ? word + 1 : NULL;
    const size_t n = nn_tensor_count(t);
    size_t k, d, rows;                                  /* rows: items of an inner list */
    if (t->ndim) nni_pkw_open(w, tuple);
    for (k = 0; k < n && w->s == NN_OK; k++) {
        for (d = 1, rows = n; d < t->ndim; d++) {
            rows /= t->shape[d - 1];
            if (k % rows == 0) nni_pkw_open(w, 0);
        }
        if (text) nni_pkw_string(w, t, k);
        else if (mixed && mixed[k] == 'i' && fabs(nn_tensor_get_f64(t, k)) <= 9007199254740992.0)
            nni_pkw_int(w, (int64_t)nn_tensor_get_f64(t, k));
        else nni_pkw_number(w, t, k);
        for (d = 1, rows = n; d < t->ndim; d++) {
            rows /= t->shape[d - 1];
            if ((k + 1) % rows == 0) nni_pkw_close(w, 0);
        }
    }
    if (t->ndim) nni_pkw_close(w, tuple);
}
/* tensor: it is one, where kinds do not say otherwise; word: as above */
NNI_FN void nni_pkw_entry(nni_pkw *w, size_t i, int tensor, const char *word)
{
    static const char empty[] = "nN" "d}" "e]" "z)";
    const char leaf = word ? *word : 0, *op = leaf ? strchr(empty, leaf) : NULL;
    if (op) nni_pkw_raw(w, op + 1, 1);
    else if (leaf == 'b') nni_pkw_big(w, &w->d->items[i].value);
    else if ((leaf ? leaf == 't' : tensor) && nni_pth_is_tensor(&w->d->items[i].value))
        nni_pkw_tensor(w, &w->d->items[i].value);
    else nni_pkw_value(w, i, word);
}
/* one dict cannot be written in two places: every key of a level comes once */
NNI_FN void nni_pkw_once(nni_pkw *w, size_t first, size_t last, size_t skip)
{
    nni_hashes seen = NN_ZERO;
    nni_pkw_key k;
    size_t i, j, at;
    char nb[64];
    for (i = first; i < last && w->s == NN_OK; i = k.next) {
        uint32_t hash;
        k = nni_pkw_at(w, i, last, skip);
        hash = nni_hash_of(k.key, k.len);
        at = hash;
        while ((j = nni_hashes_next(&seen, hash, &at)) != SIZE_MAX) {
            const nni_pkw_key other = nni_pkw_at(w, first + j, first + j + 1, skip);
            if (other.len == k.len && memcmp(other.key, k.key, k.len) == 0)
                w->s = nn_error_set(w->err, NN_E_ARG,
                                "nn_pth_write: '%s': the names of one level must stand together, and no "
                                "value may have a level's name", nni_name(nb, w->d->items[first + j].name));
        }
        if (!nni_hashes_reserve(&seen, i - first, &w->out.alloc))
            w->s = nn_error_set(w->err, NN_E_NOMEM, "nn_pth_write: out of memory");
        else nni_hashes_add(&seen, hash, i - first);
    }
    nni_hashes_free(&seen, &w->out.alloc);
}
/* Items [first, last) share `skip` bytes of prefix: write them as one level. */
NNI_FN void nni_pkw_level(nni_pkw *w, size_t first, size_t last, size_t skip, int state, int depth)
{
    const char level = w->kind && first < last ? w->kind[first][depth] : 0;
    const int tensors = w->kind ? (level == 's' || level == 'i') && w->kind[first][depth + 1] == 't' :
                                  nni_pkw_is_state(w, first, last, skip);
    int list = w->sep != 0 && !tensors && !state;
    nni_pkw_key k;
    size_t i, n = 0;
    if (depth > NN_MAX_PTH_DEPTH) {
        w->s = nn_error_set(w->err, NN_E_LIMIT, "nn_pth_write: names nested deeper than %d", NN_MAX_PTH_DEPTH);
        return;
    }
    if (w->sep) nni_pkw_once(w, first, last, skip);
    for (i = first; i < last && (list || state); i = k.next) {  /* keys 0, 1, 2 .. in order */
        char num[24];
        k = nni_pkw_at(w, i, last, skip);
        if (k.len != nni_put_dec(num, n++) || memcmp(num, k.key, k.len) != 0) list = state = 0;
    }
    if (w->kind) list = level == 'l' || level == 'u';
    if (tensors) nni_pkw_raw(w, "ccollections\nOrderedDict\n)R(", 28);
    else if (list) nni_pkw_open(w, level == 'u');
    else nni_pkw_raw(w, "}(", 2);
    for (i = first, n = 0; i < last && w->s == NN_OK; i = k.next, n++) {
        const char kind = w->kind ? w->kind[i][depth] : 0;
        int64_t key = (int64_t)n;
        k = nni_pkw_at(w, i, last, skip);
        if (kind ? kind == 'i' && nn_i64_parse(k.key, k.len, &key) == k.len : state && !tensors) nni_pkw_int(w, key);
        else if (!list) nni_pkw_text(w, k.key, k.len);
        if (k.deep)
            nni_pkw_level(w, i, k.next, skip + k.len + 1, k.len == 5 && memcmp(k.key, "state", 5) == 0, depth + 1);
        else nni_pkw_entry(w, i, tensors, kind ? w->kind[i] + depth + 1 : NULL);
    }
    if (list) nni_pkw_close(w, level == 'u');
    else nni_pkw_raw(w, "u", 1);
}
/* the tensors of a level tree, in the order the pickle numbered them */
NNI_FN void nni_pth_payload(nni_pkw *w, nn_zip_writer *z, size_t first, size_t last, size_t skip, size_t *num)
{
    const int tensors = !w->kind && nni_pkw_is_state(w, first, last, skip);
    size_t i, next;
    for (i = first; i < last && w->s == NN_OK; i = next) {
        const nn_tensor *t = &w->d->items[i].value;
        next = i + 1;
        if (!w->kind) {
            const nni_pkw_key k = nni_pkw_at(w, i, last, skip);
            next = k.next;
            if (k.deep) { nni_pth_payload(w, z, i, next, skip + k.len + 1, num); continue; }
        }
        if ((w->kind ? w->kind[i][strlen(w->kind[i]) - 1] == 't' : tensors) && nni_pth_is_tensor(t)) {
            char name[64];
            (void)snprintf(name, sizeof name, "archive/data/%zu", (*num)++);
            w->s = nn_zip_begin(z, name, nn_tensor_bytes(t), 0, w->err);
            if (w->s == NN_OK) w->s = nni_put_array(NULL, z, t, w->file, i, w->err);
            if (w->s == NN_OK) w->s = nn_zip_end(z, w->err);
        }
    }
}
/* a word of kinds without a level: the pickle is that value */
NNI_FN int nni_pkw_is_root(const char *word) { return *word && (!strchr("silu", *word) || !word[1]); }
/* the words of nn_pth_opts.kinds by entry: as many, and each as long as its name has levels */
NNI_FN void nni_pkw_kinds(nni_pkw *w, const nn_buf *kinds)
{
    const char *p = (const char *)kinds->data, *end = p + kinds->len, *c;
    size_t i, levels, n, mixed;
    w->kind = (const char **)nni_new(w->d->count + 1, sizeof *w->kind, &w->out.alloc);
    if (!w->kind) w->s = nn_error_set(w->err, NN_E_NOMEM, "nn_pth_write: out of memory");
    for (i = 0; w->s == NN_OK && i < w->d->count && p < end; i++, p += strlen(p) + 1) {
        for (levels = 1, c = w->d->items[i].name; *c; c++) levels += *c == w->sep;
        if (w->d->count == 1 && nni_pkw_is_root(p)) levels = 0;
        n = strlen(p);
        if (n <= levels || strspn(p, "silu") < levels || !strchr("tvumMbndez", p[levels])) break;
        mixed = p[levels] == 'm' || p[levels] == 'M' ? nn_tensor_count(&w->d->items[i].value) : 0;
        if (n - levels - 1 != mixed) break;
        w->kind[i] = p;
    }
    if (w->s == NN_OK && (i < w->d->count || p != end))
        w->s = nn_error_set(w->err, NN_E_ARG, "nn_pth_write: kinds do not belong to these entries");
}
NNI_FN nn_status nni_zip_member(nn_zip_writer *z, const char *name, const void *data, size_t n,
                                nn_error *err)
{
    nn_status s = nn_zip_begin(z, name, n, 0, err);
    if (s == NN_OK) s = nn_zip_put(z, data, n, err);
    return s == NN_OK ? nn_zip_end(z, err) : s;
}
NN_DEF nn_status nn_pth_write(const char *path, const nn_dict *d, const nn_pth_opts *opts, nn_error *err)
{
    nn_pth_opts o = NN_ZERO;
    nni_pkw w;
    nn_zip_writer *z = NULL;
    size_t num = 0;
    nn_status s;
    if (opts) o = *opts;
    memset(&w, 0, sizeof w);
    w.out.alloc = o.file.alloc;
    w.d = d;
    w.sep = o.separator;
    w.file = &o.file;
    w.err = err;
    w.s = NN_OK;
    if (o.kinds && w.sep) nni_pkw_kinds(&w, o.kinds);
    nni_pkw_raw(&w, "\x80\x02", 2);
    if (w.s == NN_OK && w.kind && d->count == 1 && nni_pkw_is_root(w.kind[0])) nni_pkw_entry(&w, 0, 0, w.kind[0]);
    else if (w.s == NN_OK) nni_pkw_level(&w, 0, d->count, 0, 0, 0);
    nni_pkw_raw(&w, ".", 1);
    s = w.s;
    if (s == NN_OK) s = nn_zip_create(&z, path, &o.file, err);
    if (s == NN_OK) s = nni_zip_member(z, "archive/data.pkl", w.out.data, w.out.len, err);
    if (s == NN_OK)
        s = nni_zip_member(z, "archive/byteorder", "little", 6, err);
    if (s == NN_OK) { nni_pth_payload(&w, z, 0, d->count, 0, &num); s = w.s; }
    if (s == NN_OK) s = nni_zip_member(z, "archive/version", "3\n", 2, err);
    if (s == NN_OK && o.note) s = nni_zip_member(z, "archive/nn.json", o.note, strlen(o.note), err);
    nn_mem_free((void *)w.kind, w.kind ? (d->count + 1) * sizeof *w.kind : 0, &w.out.alloc);
    nn_buf_free(&w.out);
    if (s != NN_OK) { nn_zip_abort(z); return s; }
    return nn_zip_commit(z, err);
}
#endif /* NN_NO_PTH */

/* ---- [SAFETENSORS] ------------------------------------------------------ */
#ifndef NN_NO_SAFETENSORS
/* name, and rank: the place in the reference's order of dtypes, 0 = it has none */
#define NNI_ST_TYPE(value, name, word, size, unit, kind, npy, st, rank, storage) { st, rank },
static const struct { const char *name; unsigned rank; } nni_st_types[NN_DTYPE_END] = {
    { "", 0 }, NN_DTYPE_LIST(NNI_ST_TYPE, NNI_ST_TYPE) };
/* without an nn_dtype: read as codes */
static const struct { const char *name; unsigned bits; } nni_st_codes[] = {
    { "F8_E4M3", 8 }, { "F8_E5M2", 8 }, { "F8_E8M0", 8 }, { "F8_E4M3FNUZ", 8 }, { "F8_E5M2FNUZ", 8 },
        { "F6_E2M3", 6 }, { "F6_E3M2", 6 }, { "F4", 4 } };
typedef struct nni_st_item {
    const nn_json *j;
    const char *stored;                    /* the file's dtype, where ours differs             */
    nn_dtype dtype;                        /* NN_DTYPE_NONE: not read                          */
    uint64_t begin, end;
    size_t order, ndim, shape[NN_MAX_DIMS];
    size_t deep;                           /* its dimensions, when they are more than we have  */
} nni_st_item;
NNI_FN int nni_st_order(const void *a, const void *b)
{
    const nni_st_item *x = (const nni_st_item *)a, *y = (const nni_st_item *)b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}
/* codes: dtypes without one of ours are welcome; those that nobody knows, and tensors of too many
 * dimensions, have the dtype NONE then */
NNI_FN nn_status nni_st_item_read(nni_st_item *it, const nn_json *j, const char *name, int codes, nn_error *err)
{
    const nn_json *m, *dt = NULL, *shape = NULL, *off = NULL;
    size_t i, count, bytes;
    unsigned bits = 0;
    char mb[64];
    if (j->type != NN_JSON_OBJECT)
        return nni_err(err, NN_E_FORMAT, name, "'%s' is not an object", nni_name(mb, j->key));
    for (m = j->v.first; m; m = m->next) {
        if (strcmp(m->key, "dtype") == 0) dt = m;
        else if (strcmp(m->key, "shape") == 0) shape = m;
        else if (strcmp(m->key, "data_offsets") == 0) off = m;
        else
            return nni_err(err, NN_E_FORMAT, name, "'%s' has an unknown field '%.30s'",
                           nni_name(mb, j->key), m->key);
    }
    if (!dt || dt->type != NN_JSON_STRING || !shape || shape->type != NN_JSON_ARRAY || !off ||
        off->type != NN_JSON_ARRAY || off->n != 2)
        return nni_err(err, NN_E_FORMAT, name, "'%s' lacks dtype, shape or two data_offsets",
                       nni_name(mb, j->key));
    it->deep = shape->n > NN_MAX_DIMS ? shape->n : 0;
    if (it->deep && !codes)
        return nni_err(err, NN_E_LIMIT, name, "'%s': expected at most %d dimensions, got %zu",
                       nni_name(mb, j->key), NN_MAX_DIMS, shape->n);
    for (i = 0, m = shape->v.first; m; m = m->next, i++) {
        size_t *last = it->shape + NN_MAX_DIMS - 1;
        if (m->type != NN_JSON_INT || m->v.i < 0 || (uint64_t)m->v.i > SIZE_MAX)
            return nni_err(err, NN_E_FORMAT, name, "'%s' has a shape that is no list of sizes",
                           nni_name(mb, j->key));
        if (i < NN_MAX_DIMS) it->shape[i] = (size_t)m->v.i;
        else if (!nn_size_mul(*last, (size_t)m->v.i, last))  /* its bytes are held against its shape */
            return nni_err(err, NN_E_FORMAT, name, "'%s': the product of the shape overflows",
                           nni_name(mb, j->key));
    }
    it->ndim = i < NN_MAX_DIMS ? i : NN_MAX_DIMS;
    for (i = 0, m = off->v.first; m; m = m->next, i++) {
        if (m->type != NN_JSON_INT || m->v.i < 0)
            return nni_err(err, NN_E_FORMAT, name, "'%s' has data_offsets that are no positions",
                           nni_name(mb, j->key));
        if (i) it->end = (uint64_t)m->v.i;
        else it->begin = (uint64_t)m->v.i;
    }
    it->dtype = NN_DTYPE_NONE;
    for (i = 1; i < (size_t)NN_DTYPE_END; i++)
        if (nni_st_types[i].rank && strcmp(nni_st_types[i].name, dt->v.s) == 0) it->dtype = (nn_dtype)i;
    for (i = 0; codes && i < sizeof nni_st_codes / sizeof *nni_st_codes; i++)
        if (strcmp(nni_st_codes[i].name, dt->v.s) == 0) {
            it->dtype = NN_U8;
            it->stored = nni_st_codes[i].name;
            bits = nni_st_codes[i].bits;
        }
    if (it->dtype == NN_DTYPE_NONE && codes && it->end >= it->begin) { it->stored = dt->v.s; return NN_OK; }
    if (it->dtype == NN_DTYPE_NONE)
        return nni_err(err, NN_E_UNSUPPORTED, name, "'%s': dtype '%.16s' is not supported",
                       nni_name(mb, j->key), dt->v.s);
    if (bits && bits < 8) {                             /* packed codes: so many bytes */
        if (!nni_shape_bytes(bits, it->ndim, it->shape, &count, &bytes) || bytes % 8)
            return nni_err(err, NN_E_FORMAT, name, "'%s': its codes do not fill whole bytes",
                           nni_name(mb, j->key));
        it->ndim = 1;
        it->shape[0] = bytes / 8;
    }
    if (!nni_shape_bytes(nn_dtype_size(it->dtype), it->ndim, it->shape, &count, &bytes))
        return nni_err(err, NN_E_FORMAT, name, "'%s': the product of the shape overflows",
                       nni_name(mb, j->key));
    if (it->end < it->begin)
        return nni_err(err, NN_E_FORMAT, name,
                       "'%s': its data end at %llu, before they begin at %llu",
                       nni_name(mb, j->key), (unsigned long long)it->end,
                       (unsigned long long)it->begin);
    if (it->end - it->begin != bytes)
        return nni_err(err, NN_E_FORMAT, name,
                       "'%s': expected %zu bytes of data for its shape, got %llu",
                       nni_name(mb, j->key), bytes, (unsigned long long)(it->end - it->begin));
    if (it->deep) {
        it->dtype = NN_DTYPE_NONE;
        it->stored = dt->v.s;
    }
    return NN_OK;
}
/* what is left out of it, as a line of nn_file_opts.left */
NNI_FN nn_status nni_st_left(const nni_st_item *it, uint64_t data, nn_buf *left, nn_error *err)
{
    char why[160], place[64];
    (void)snprintf(place, sizeof place, "%llu bytes from byte %llu on",
                   (unsigned long long)(it->end - it->begin), (unsigned long long)(data + it->begin));
    if (it->dtype) (void)snprintf(why, sizeof why, "%.30s, its codes as u8", it->stored);
    else if (it->deep)
        (void)snprintf(why, sizeof why, "%.30s of %zu dimensions, %d at most are read: %s",
                       it->stored, it->deep, NN_MAX_DIMS, place);
    else (void)snprintf(why, sizeof why, "dtype '%.30s' is not known: %s", it->stored, place);
    return nni_left(left, it->j->key, why, err);
}
NNI_FN nn_status nni_reader_skip(nn_reader *r, uint64_t bytes, nn_error *err)
{
    const unsigned char *p;
    uint64_t left = bytes;
    size_t n = 1;
    nn_status s = NN_OK;
    while (s == NN_OK && left && n && (s = nn_reader_peek(r, 1, &p, &n, err)) == NN_OK) {
        if (n > left) n = (size_t)left;
        nn_reader_take(r, n);
        left -= n;
    }
    if (s == NN_OK && left)
        s = nni_err(err, NN_E_FORMAT, nn_reader_name(r),
                    "header declares %llu bytes of data, %llu present", (unsigned long long)bytes,
                    (unsigned long long)(bytes - left));
    return s;
}
NNI_FN nn_status nni_st_read(nn_dict *d, nn_dict *meta, nn_reader *r, const nn_file_opts *opts,
                             nn_error *err)
{
    const char *name = nn_reader_name(r);
    nn_alloc a = nni_alloc_of(opts);
    nn_arena arena = NN_ZERO;
    nn_dict out = NN_ZERO, strings = NN_ZERO;
    nn_json_desc jd = NN_ZERO;
    nni_st_item *items = NULL;
    nn_json *root = NULL;
    const nn_json *j;
    unsigned char h[8];
    const unsigned char *text;
    size_t got, n, k = 0, count = 0, i;
    uint64_t len, size, at;
    char nb[64], mb[64];
    nn_status s;
    out.alloc = d->alloc.alloc ? d->alloc : a;
    strings.alloc = meta && meta->alloc.alloc ? meta->alloc : a;
    arena.alloc = a;
    if ((s = nn_reader_read(r, h, 8, &got, err)) != NN_OK) return s;
    if (got < 8) return nni_err(err, NN_E_FORMAT, name, "expected at least 8 bytes, got %zu", got);
    len = nni_le64(h);
    if (len > NN_MAX_SAFETENSORS_HEADER)
        return nni_err(err, NN_E_LIMIT, name,
                       "byte 0: expected a header of at most %d bytes, got %llu",
                       NN_MAX_SAFETENSORS_HEADER, (unsigned long long)len);
    n = (size_t)len;
    if (nn_reader_size(r, &size) && len > size - 8)
        return nni_err(err, NN_E_FORMAT, name,
                       "byte 0: header of %llu bytes declared, %llu present",
                       (unsigned long long)len, (unsigned long long)(size - 8));
    if (n < 2)
        return nni_err(err, NN_E_FORMAT, name, "byte 0: header of %zu bytes cannot hold an object",
                       n);
    if ((s = nn_reader_peek(r, n, &text, &got, err)) != NN_OK) return s;
    if (got < n)
        return nni_err(err, NN_E_FORMAT, name, "byte 0: header of %zu bytes declared, %zu present",
                       n, got);
    if (text[0] != '{')
        return nn_error_at(err, NN_E_FORMAT, 8, 0, 0,
                           "%s: byte 8: the header does not begin with '{'", nni_name(nb, name));
    jd.max_depth = 4;
    arena.limit = 100 * n + ((size_t)1 << 16);
    s = nn_json_parse(&root, &arena, (const char *)text, n, name, &jd, err);
    if (s != NN_OK && err) err->offset += 8;            /* of the file */
    nn_reader_take(r, n);
    if (s == NN_OK && root->n) {
        items = (nni_st_item *)nni_new(root->n, sizeof *items, &a);
        count = root->n;
        if (!items) s = nni_err(err, NN_E_NOMEM, name, "out of memory for %zu tensors", count);
    }
    for (j = s == NN_OK ? root->v.first : NULL; j && s == NN_OK; j = j->next) {
        if (strlen(j->key) != j->key_len)
            s = nni_err(err, NN_E_UNSUPPORTED, name, "a name holds a NUL character");
        else if (strcmp(j->key, "__metadata__") == 0) {
            const nn_json *m;
            if (j->type != NN_JSON_OBJECT)
                s = nni_err(err, NN_E_FORMAT, name, "__metadata__ is not an object");
            for (m = s == NN_OK ? j->v.first : NULL; m && s == NN_OK; m = m->next) {
                nn_tensor t = NN_ZERO;
                if (m->type != NN_JSON_STRING) {
                    s = nni_err(err, NN_E_FORMAT, name, "__metadata__ '%s' is not a string",
                                nni_name(mb, m->key));
                    break;
                }
                if (strlen(m->v.s) != m->n || strlen(m->key) != m->key_len) {
                    s = nni_err(err, NN_E_UNSUPPORTED, name, "__metadata__ holds a NUL character");
                    break;
                }
                s = nn_tensor_scalar_text(&t, m->v.s, &strings.alloc, err);
                if (s == NN_OK) s = nn_dict_put(&strings, m->key, &t, err);
                nn_tensor_free(&t);
            }
        } else {
            items[k].j = j;
            items[k].order = k;
            s = nni_st_item_read(&items[k], j, name, opts && (opts->left || opts->places), err);
            k++;
        }
    }
    if (s == NN_OK && k) qsort(items, k, sizeof *items, nni_st_order);
    for (i = 0, at = 0; i < k && s == NN_OK; i++) {
        nni_src src;
        nn_tensor t = NN_ZERO;
        nni_src_reader(&src, r);
        if (items[i].begin != at)
            s = nni_err_at(err, NN_E_FORMAT, name, (8 + len + at),
                           "'%s': data must begin at %llu, got %llu (%s)",
                           nni_name(mb, items[i].j->key), (unsigned long long)at,
                           (unsigned long long)items[i].begin,
                           items[i].begin < at ? "overlap" : "gap");
        at = items[i].end;
        if (s == NN_OK && items[i].stored && opts->left && (!items[i].dtype || !opts->places))
            s = nni_st_left(&items[i], 8 + len, opts->left, err);
        if (s == NN_OK && !items[i].dtype) {
            if (!opts->left && items[i].deep)
                s = nni_err(err, NN_E_LIMIT, name, "'%s': expected at most %d dimensions, got %zu",
                            nni_name(mb, items[i].j->key), NN_MAX_DIMS, items[i].deep);
            else if (!opts->left)
                s = nni_err(err, NN_E_UNSUPPORTED, name, "'%s': dtype '%.16s' is not supported",
                            nni_name(mb, items[i].j->key), items[i].stored);
            else if (opts->places) s = nn_reader_seek(r, 8 + len + at, err);
            else s = nni_reader_skip(r, at - items[i].begin, err);
            continue;
        }
        /* left where they are; the last end is held against the file's below */
        if (s == NN_OK && opts && opts->places) {
            nn_place where = NN_ZERO;
            where.offset = 8 + len + items[i].begin;
            where.member = NN_NO_MEMBER;
            where.swapped = nni_big_endian();
            where.stored = items[i].stored;
            t = nn_tensor_view(NULL, items[i].dtype, items[i].ndim, items[i].shape);
            s = nn_buf_put(opts->places, &where, sizeof where, err);
            if (s == NN_OK && nn_reader_size(r, &size) && at > size - 8 - len)
                s = nni_err(err, NN_E_FORMAT, name,
                            "header declares %llu bytes of data, %llu present",
                            (unsigned long long)(at - items[i].begin),
                            (unsigned long long)(size - 8 - len - items[i].begin));
            if (s == NN_OK) s = nn_reader_seek(r, 8 + len + at, err);
        } else if (s == NN_OK)
            s = nni_src_tensor(&src, &t, items[i].dtype, nn_dtype_size(items[i].dtype),
                               items[i].ndim, items[i].shape, opts ? opts->limit : 0, &out.alloc,
                               err);
        if (s == NN_OK && t.data) s = nn_npy_settle(&t, 0, nni_big_endian(), name, err);
        if (s == NN_OK) s = nn_dict_put(&out, items[i].j->key, &t, err);
        nn_tensor_free(&t);
    }
    if (s == NN_OK) s = nn_reader_ended(r, "last tensor", err);
    nn_mem_free(items, count * sizeof *items, &a);
    nn_arena_free(&arena);
    if (s == NN_OK && meta) *meta = strings;
    else nn_dict_free(&strings);
    if (s == NN_OK) *d = out;
    else nn_dict_free(&out);
    return s;
}
NN_DEF nn_status nn_safetensors_read(nn_dict *d, nn_dict *meta, const char *path,
                                     const nn_file_opts *opts, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    nn_status s;
    if (opts) o = *opts;
    o.raw = 1;
    o.limit = 0;
    if ((s = nn_reader_open(&r, path, &o, err)) != NN_OK) return s;
    s = nni_st_read(d, meta, r, opts, err);
    nn_reader_close(r);
    return s;
}
NN_DEF nn_status nn_safetensors_read_memory(nn_dict *d, nn_dict *meta, const void *data, size_t n,
                                            const nn_file_opts *opts, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    nn_status s;
    if (opts) o = *opts;
    o.raw = 1;
    o.limit = 0;
    if ((s = nn_reader_memory(&r, data, n, &o, err)) != NN_OK) return s;
    s = nni_st_read(d, meta, r, opts, err);
    nn_reader_close(r);
    return s;
}
NNI_FN size_t nni_st_rank(nn_dtype t)
{
    return nni_st_types[nni_dtype_row(t)].rank;
}
NNI_FN int nni_st_write_order(const void *a, const void *b)
{
    const nn_dict_item *x, *y;
    size_t p, q;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    p = nni_st_rank(x->value.dtype);
    q = nni_st_rank(y->value.dtype);
    return p != q ? (p > q ? -1 : 1) : strcmp(x->name, y->name);
}
NN_DEF nn_status nn_safetensors_write(const char *path, const nn_dict *d, const nn_dict *meta,
                                      const nn_file_opts *opts, nn_error *err)
{
    nn_buf head = NN_ZERO, one = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    const nn_dict_item **order = NULL;
    nn_writer *f;
    unsigned char h[8];
    uint64_t at = 0;
    size_t i, k;
    char nb[64];
    nn_status s = NN_OK;
    head.alloc = one.alloc = nni_alloc_of(opts);
    for (i = 0; i < d->count; i++) {
        if (!nni_st_rank(d->items[i].value.dtype))
            return nn_error_set(err, NN_E_UNSUPPORTED,
                            "nn_safetensors_write: '%s': safetensors has no dtype %s",
                            nni_name(nb, d->items[i].name), nn_dtype_name(d->items[i].value.dtype));
        if (strcmp(d->items[i].name, "__metadata__") == 0)
            return nn_error_set(err, NN_E_ARG,
                            "nn_safetensors_write: no tensor may be called __metadata__");
    }
    if (d->count) {
        order = (const nn_dict_item **)nni_new(d->count, sizeof *order, &head.alloc);
        if (!order) return nn_error_set(err, NN_E_NOMEM, "nn_safetensors_write: out of memory");
        for (i = 0; i < d->count; i++) order[i] = &d->items[i];
        qsort(order, d->count, sizeof *order, nni_st_write_order);
    }
    w.buf = &head;
    nn_json_begin_object(&w);
    if (meta && meta->count) {
        nn_json_key(&w, "__metadata__");
        nn_json_begin_object(&w);
        for (i = 0; i < meta->count && s == NN_OK; i++) {
            const nn_tensor *t = &meta->items[i].value;
            size_t n;
            if ((t->dtype != NN_UCS4 && t->dtype != NN_BYTES) || nn_tensor_count(t) != 1) {
                s = nn_error_set(err, NN_E_ARG, "nn_safetensors_write: metadata '%s' is not one text",
                             nni_name(nb, meta->items[i].name));
                break;
            }
            n = nn_tensor_text(t, 0, NULL, 0);
            one.len = 0;
            if ((s = nn_buf_reserve(&one, n, err)) != NN_OK) break;
            (void)nn_tensor_text(t, 0, (char *)one.data, n + 1);
            nn_json_key(&w, meta->items[i].name);
            nn_json_stringn(&w, (const char *)one.data, n);
        }
        nn_json_end(&w);
    }
    for (i = 0; i < d->count; i++) {
        const nn_tensor *t = &order[i]->value;
        nn_json_key(&w, order[i]->name);
        nn_json_begin_object(&w);
        nn_json_key(&w, "dtype");
        nn_json_string(&w, nni_st_types[t->dtype].name);
        nn_json_key(&w, "shape");
        nn_json_begin_array(&w);
        for (k = 0; k < t->ndim; k++) nn_json_u64(&w, t->shape[k]);
        nn_json_end(&w);
        nn_json_key(&w, "data_offsets");
        nn_json_begin_array(&w);
        nn_json_u64(&w, at);
        at += nn_tensor_bytes(t);
        nn_json_u64(&w, at);
        nn_json_end(&w);
        nn_json_end(&w);
    }
    nn_json_end(&w);
    if (s == NN_OK) s = nn_json_finish(&w, err);
    while (s == NN_OK && head.len % 8) s = nn_buf_put(&head, " ", 1, err);
    if (s == NN_OK && head.len > NN_MAX_SAFETENSORS_HEADER)
        s = nn_error_set(err, NN_E_LIMIT,
                     "nn_safetensors_write: expected a header of at most %d bytes, got %zu",
                     NN_MAX_SAFETENSORS_HEADER, head.len);
    if (s == NN_OK && (s = nn_writer_open(&f, path, opts, err)) == NN_OK) {
        nni_put_le64(h, head.len);
        s = nn_writer_put(f, h, 8, err);
        if (s == NN_OK) s = nn_writer_put(f, head.data, head.len, err);
        for (i = 0; i < d->count && s == NN_OK; i++)
            s = nni_put_array(f, NULL, &order[i]->value, opts, (size_t)(order[i] - d->items), err);
        if (s == NN_OK) s = nn_writer_commit(f, err);
        else nn_writer_abort(f);
    }
    nn_mem_free((void *)order, d->count * sizeof *order, &head.alloc);
    nn_buf_free(&head);
    nn_buf_free(&one);
    return s;
}
#endif /* NN_NO_SAFETENSORS */

/* ---- [GGUF] ------------------------------------------------------------- */
#ifndef NN_NO_GGUF
/* A header, pairs (key, type, value), tensors (name, dimensions, type, offset), padding, data. Text is
 * a length of 64 bits and its bytes; an array the type and the number of its items, and these. */
/* types of tensors by number: so many values in so many bytes; bytes 0: the references differ (they
 * are no types of files) */
static const struct { unsigned number; const char *name; unsigned values, bytes; nn_dtype dtype;
} nni_gguf_types[] = {
    { 0, "F32", 1, 4, NN_F32 }, { 1, "F16", 1, 2, NN_F16 }, { 30, "BF16", 1, 2, NN_BF16 }, { 28, "F64", 1, 8, NN_F64 },
    { 24, "I8", 1, 1, NN_I8 }, { 25, "I16", 1, 2, NN_I16 }, { 26, "I32", 1, 4, NN_I32 }, { 27, "I64", 1, 8, NN_I64 },
    { 2, "Q4_0", 32, 18, NN_DTYPE_NONE }, { 3, "Q4_1", 32, 20, NN_DTYPE_NONE }, { 6, "Q5_0", 32, 22, NN_DTYPE_NONE },
    { 7, "Q5_1", 32, 24, NN_DTYPE_NONE }, { 8, "Q8_0", 32, 34, NN_DTYPE_NONE }, { 9, "Q8_1", 32, 0, NN_DTYPE_NONE },
    { 10, "Q2_K", 256, 84, NN_DTYPE_NONE }, { 11, "Q3_K", 256, 110, NN_DTYPE_NONE }, { 12, "Q4_K", 256, 144, NN_DTYPE_NONE },
    { 13, "Q5_K", 256, 176, NN_DTYPE_NONE }, { 14, "Q6_K", 256, 210, NN_DTYPE_NONE }, { 15, "Q8_K", 256, 292, NN_DTYPE_NONE },
    { 16, "IQ2_XXS", 256, 66, NN_DTYPE_NONE }, { 17, "IQ2_XS", 256, 74, NN_DTYPE_NONE }, { 18, "IQ3_XXS", 256, 98, NN_DTYPE_NONE },
    { 19, "IQ1_S", 256, 50, NN_DTYPE_NONE }, { 20, "IQ4_NL", 32, 18, NN_DTYPE_NONE }, { 21, "IQ3_S", 256, 110, NN_DTYPE_NONE },
    { 22, "IQ2_S", 256, 82, NN_DTYPE_NONE }, { 23, "IQ4_XS", 256, 136, NN_DTYPE_NONE }, { 29, "IQ1_M", 256, 56, NN_DTYPE_NONE },
    { 31, "Q4_0_4_4", 32, 18, NN_DTYPE_NONE }, { 32, "Q4_0_4_8", 32, 18, NN_DTYPE_NONE }, { 33, "Q4_0_8_8", 32, 18, NN_DTYPE_NONE },
    { 34, "TQ1_0", 256, 54, NN_DTYPE_NONE }, { 35, "TQ2_0", 256, 66, NN_DTYPE_NONE }, { 36, "IQ4_NL_4_4", 32, 18, NN_DTYPE_NONE },
    { 37, "IQ4_NL_4_8", 32, 18, NN_DTYPE_NONE }, { 38, "IQ4_NL_8_8", 32, 18, NN_DTYPE_NONE }, { 39, "MXFP4", 32, 17, NN_DTYPE_NONE },
    { 40, "NVFP4", 64, 36, NN_DTYPE_NONE }, { 41, "Q1_0", 128, 18, NN_DTYPE_NONE } };
static const struct { const char *name; unsigned bytes; } nni_gguf_kinds[] = {
    { "u8", 1 }, { "i8", 1 }, { "u16", 2 }, { "i16", 2 }, { "u32", 4 }, { "i32", 4 }, { "f32", 4 },
    { "bool", 1 }, { "text", 0 }, { "array", 0 }, { "u64", 8 }, { "i64", 8 }, { "f64", 8 } };
#define NNI_GGUF_KINDS (sizeof nni_gguf_kinds / sizeof *nni_gguf_kinds)
typedef struct nni_gguf_pair { size_t key, value; nn_gguf_type type; } nni_gguf_pair;   /* places in `held` */
typedef struct nni_gguf_entry { nn_gguf_tensor t; size_t name; char number[16]; } nni_gguf_entry;
struct nn_gguf {
    nn_alloc alloc;
    nn_reader *r;
    uint64_t size, limit;
    int swapped;
    nn_gguf_info info;
    nn_buf held;             /* keys, values and names as in the file, but in native byte order and with a
                                NUL behind each text */
    nni_gguf_pair *pairs;
    nni_gguf_entry *tensors;
    size_t n_pairs, pairs_room, n_tensors, tensors_room;
};
NN_DEF void nn_gguf_close(nn_gguf *g)
{
    nn_alloc a;
    if (!g) return;
    a = g->alloc;
    nn_reader_close(g->r);
    nn_buf_free(&g->held);
    nn_mem_free(g->pairs, g->pairs_room * sizeof *g->pairs, &a);
    nn_mem_free(g->tensors, g->tensors_room * sizeof *g->tensors, &a);
    nn_mem_free(g, sizeof *g, &a);
}
/* the next n bytes, held against the file's end */
NNI_FN nn_status nni_gguf_bytes(nn_gguf *g, void *to, size_t n, nn_error *err)
{
    const uint64_t at = nn_reader_tell(g->r);
    size_t got = 0;
    nn_status s = nn_reader_read(g->r, to, n, &got, err);
    if (s == NN_OK && got < n)
        s = nni_err_at(err, NN_E_FORMAT, nn_reader_name(g->r), at,
                       "expected %zu more bytes, got %zu", n, got);
    return s;
}
NNI_FN nn_status nni_gguf_u32(nn_gguf *g, uint32_t *v, nn_error *err)
{
    nn_status s = nni_gguf_bytes(g, v, 4, err);
    if (s == NN_OK && g->swapped) nni_swap_items((unsigned char *)v, 1, 4);
    return s;
}
NNI_FN nn_status nni_gguf_u64(nn_gguf *g, uint64_t *v, nn_error *err)
{
    nn_status s = nni_gguf_bytes(g, v, 8, err);
    if (s == NN_OK && g->swapped) nni_swap_items((unsigned char *)v, 1, 8);
    return s;
}
NNI_FN uint64_t nni_gguf_left(const nn_gguf *g)
{
    const uint64_t at = nn_reader_tell(g->r);
    return at < g->size ? g->size - at : 0;
}
/* n bytes of the file behind what is held */
NNI_FN nn_status nni_gguf_hold(nn_gguf *g, size_t n, nn_error *err)
{
    nn_status s = nn_buf_reserve(&g->held, n, err);
    if (s != NN_OK) return nni_fail_in(err, s, nn_reader_name(g->r));
    if ((s = nni_gguf_bytes(g, g->held.data + g->held.len, n, err)) == NN_OK) g->held.len += n;
    return s;
}
NNI_FN nn_status nni_gguf_keep(nn_gguf *g, const void *p, size_t n, nn_error *err)
{
    return nni_fail_in(err, nn_buf_put(&g->held, p, n, err), nn_reader_name(g->r));
}
/* a length, that many bytes, and a NUL; *at: where the bytes are held */
NNI_FN nn_status nni_gguf_text(nn_gguf *g, size_t *at, const char *what, nn_error *err)
{
    const uint64_t from = nn_reader_tell(g->r);
    uint64_t n = 0;
    nn_status s = nni_gguf_u64(g, &n, err);
    if (s == NN_OK && n > nni_gguf_left(g))
        s = nni_err_at(err, NN_E_FORMAT, nn_reader_name(g->r), from,
                       "%s of %llu bytes declared, %llu present",
                       what, (unsigned long long)n, (unsigned long long)nni_gguf_left(g));
    if (s == NN_OK && n > NN_MAX_GGUF_HEADER)
        s = nni_err_at(err, NN_E_LIMIT, nn_reader_name(g->r), from,
                       "%s: expected at most %zu bytes, got %llu",
                       what, NN_MAX_GGUF_HEADER, (unsigned long long)n);
    if (s == NN_OK) s = nni_gguf_keep(g, &n, 8, err);
    if (s != NN_OK) return s;
    *at = g->held.len;
    if ((s = nni_gguf_hold(g, (size_t)n, err)) == NN_OK) s = nni_gguf_keep(g, "", 1, err);
    return s;
}
/* a name: text without NUL */
NNI_FN nn_status nni_gguf_name(nn_gguf *g, size_t *at, const char *what, nn_error *err)
{
    nn_status s = nni_gguf_text(g, at, what, err);
    if (s == NN_OK && strlen((const char *)g->held.data + *at) + 1 != g->held.len - *at)
        s = nni_err(err, NN_E_UNSUPPORTED, nn_reader_name(g->r), "a %s holds a NUL character",
                    what);
    return s;
}
NNI_FN nn_status nni_gguf_kind(nn_gguf *g, nn_gguf_type *type, nn_error *err)
{
    const uint64_t at = nn_reader_tell(g->r);
    uint32_t v = 0;
    nn_status s = nni_gguf_u32(g, &v, err);
    if (s == NN_OK && v >= NNI_GGUF_KINDS)
        s = nni_err_at(err, NN_E_FORMAT, nn_reader_name(g->r), at,
                       "expected a type of metadata from 0 to %zu, got %lu",
                       NNI_GGUF_KINDS - 1, (unsigned long)v);
    *type = s == NN_OK ? (nn_gguf_type)v : NN_GGUF_U8;
    return s;
}
/* n values of one type, not arrays */
NNI_FN nn_status nni_gguf_values(nn_gguf *g, nn_gguf_type type, uint64_t n, nn_error *err)
{
    const uint64_t at = nn_reader_tell(g->r);
    const size_t w = type == NN_GGUF_TEXT ? 8 : nni_gguf_kinds[type].bytes, from = g->held.len;
    size_t i;
    nn_status s = NN_OK;
    if (n > nni_gguf_left(g) / w)
        return nni_err_at(err, NN_E_FORMAT, nn_reader_name(g->r), at,
                          "%llu values of %s declared, %llu bytes present",
                          (unsigned long long)n, nni_gguf_kinds[type].name, (unsigned long long)nni_gguf_left(g));
    if (n > NN_MAX_GGUF_HEADER / w)
        return nni_err_at(err, NN_E_LIMIT, nn_reader_name(g->r), at,
                          "expected at most %zu bytes of metadata, got %llu",
                          NN_MAX_GGUF_HEADER, (unsigned long long)n * w);
    if (type == NN_GGUF_TEXT) {
        for (; s == NN_OK && n; n--) s = nni_gguf_text(g, &i, "text", err);
        return s;
    }
    if ((s = nni_gguf_hold(g, (size_t)n * w, err)) != NN_OK) return s;
    if (g->swapped) nni_swap_items(g->held.data + from, (size_t)n, w);
    for (i = from; type == NN_GGUF_BOOL && i < g->held.len; i++)
        if (g->held.data[i] > 1)
            return nni_err_at(err, NN_E_FORMAT, nn_reader_name(g->r), at + (i - from),
                              "expected a bool of 0 or 1, got %d",
                              g->held.data[i]);
    return NN_OK;
}
/* The open arrays on a stack: an array of arrays is its items one after the other. */
NNI_FN nn_status nni_gguf_value(nn_gguf *g, nn_gguf_type type, nn_error *err)
{
    uint64_t pending[NN_MAX_GGUF_DEPTH + 1];
    size_t depth = 0;
    nn_status s;
    if (type != NN_GGUF_ARRAY) return nni_gguf_values(g, type, 1, err);
    pending[0] = 1;
    for (;;) {
        const uint64_t at = nn_reader_tell(g->r);
        nn_gguf_type of;
        uint32_t code;
        uint64_t n = 0;
        while (!pending[depth]) {
            if (!depth) return NN_OK;
            depth--;
        }
        pending[depth]--;
        if ((s = nni_gguf_kind(g, &of, err)) != NN_OK ||
            (s = nni_gguf_u64(g, &n, err)) != NN_OK) return s;
        code = (uint32_t)of;
        if ((s = nni_gguf_keep(g, &code, 4, err)) != NN_OK ||
            (s = nni_gguf_keep(g, &n, 8, err)) != NN_OK) return s;
        if (of != NN_GGUF_ARRAY) {
            if ((s = nni_gguf_values(g, of, n, err)) != NN_OK) return s;
            continue;
        }
        if (n > nni_gguf_left(g) / 12)
            return nni_err_at(err, NN_E_FORMAT, nn_reader_name(g->r), at,
                              "%llu arrays declared, %llu bytes present",
                              (unsigned long long)n, (unsigned long long)nni_gguf_left(g));
        if (depth == NN_MAX_GGUF_DEPTH)
            return nni_err_at(err, NN_E_LIMIT, nn_reader_name(g->r), at,
                              "expected at most %d arrays inside one another",
                              NN_MAX_GGUF_DEPTH);
        pending[++depth] = n;
    }
}
/* one more of n items of `size` bytes; the room doubles, so that what is asked for follows what came */
NNI_FN void *nni_gguf_more(void *items, size_t n, size_t *room, size_t size, const nn_alloc *a)
{
    const size_t wish = *room ? 2 * *room : 16;
    size_t bytes;
    void *p;
    if (n < *room) return items;
    if (!nn_size_mul(wish, size, &bytes)) return NULL;
    if ((p = nn_mem_resize(items, *room * size, bytes, a)) != NULL) *room = wish;
    return p;
}
NNI_FN nn_status nni_gguf_no_room(nn_gguf *g, const char *what, nn_error *err)
{
    return nni_err(err, NN_E_NOMEM, nn_reader_name(g->r), "out of memory for %s", what);
}
NNI_FN nn_status nni_gguf_pairs(nn_gguf *g, uint64_t n, nn_error *err)
{
    nn_status s = NN_OK;
    for (; s == NN_OK && n; n--) {
        nni_gguf_pair q = NN_ZERO;
        void *p = nni_gguf_more(g->pairs, g->n_pairs, &g->pairs_room, sizeof q, &g->alloc);
        if (!p) return nni_gguf_no_room(g, "metadata", err);
        g->pairs = (nni_gguf_pair *)p;
        s = nni_gguf_name(g, &q.key, "key", err);
        if (s == NN_OK) s = nni_gguf_kind(g, &q.type, err);
        q.value = g->held.len;
        if (s == NN_OK) s = nni_gguf_value(g, q.type, err);
        g->pairs[g->n_pairs++] = q;
    }
    return s;
}
/* type, dtype and bytes of a tensor by its type's number; of an unknown one only the number */
NNI_FN nn_status nni_gguf_size(nn_gguf *g, nni_gguf_entry *e, uint32_t number, nn_error *err)
{
    nn_gguf_tensor *t = &e->t;
    const char *name = (const char *)g->held.data + e->name;
    char nb[64];
    uint64_t blocks;
    size_t i, count, bytes, row = t->ndim ? t->shape[t->ndim - 1] : 1;
    for (i = 0; i < sizeof nni_gguf_types / sizeof *nni_gguf_types; i++)
        if (nni_gguf_types[i].number == number) break;
    if (!nni_shape_bytes(1, t->ndim, t->shape, &count, &bytes))
        return nni_err(err, NN_E_FORMAT, nn_reader_name(g->r),
                       "'%s': the product of the shape overflows",
                       nni_name(nb, name));
    if (i == sizeof nni_gguf_types / sizeof *nni_gguf_types) {
        (void)snprintf(e->number, sizeof e->number, "type %lu", (unsigned long)number);
        return NN_OK;
    }
    t->type = nni_gguf_types[i].name;
    t->dtype = nni_gguf_types[i].dtype;
    if (row % nni_gguf_types[i].values)
        return nni_err(err, NN_E_FORMAT, nn_reader_name(g->r),
                       "'%s': rows of %zu values do not fill blocks of %u of %s",
                       nni_name(nb, name), row, nni_gguf_types[i].values, t->type);
    blocks = count / nni_gguf_types[i].values;
    t->bytes = blocks * nni_gguf_types[i].bytes;
    if (nni_gguf_types[i].bytes && t->bytes / nni_gguf_types[i].bytes != blocks)
        return nni_err(err, NN_E_FORMAT, nn_reader_name(g->r), "'%s': the size overflows",
                       nni_name(nb, name));
    return NN_OK;
}
NNI_FN nn_status nni_gguf_list(nn_gguf *g, uint64_t n, nn_error *err)
{
    const char *file = nn_reader_name(g->r);
    char nb[64];
    nn_status s = NN_OK;
    for (; s == NN_OK && n; n--) {
        nni_gguf_entry e;
        uint32_t ndim = 0, type = 0, k;
        uint64_t dim = 0;
        void *p = nni_gguf_more(g->tensors, g->n_tensors, &g->tensors_room, sizeof e, &g->alloc);
        if (!p) return nni_gguf_no_room(g, "tensors", err);
        g->tensors = (nni_gguf_entry *)p;
        memset(&e, 0, sizeof e);
        e.t.dtype = NN_DTYPE_NONE;
        s = nni_gguf_name(g, &e.name, "name", err);
        if (s == NN_OK) s = nni_gguf_u32(g, &ndim, err);
        if (s == NN_OK && ndim > NN_MAX_DIMS)
            s = nni_err(err, NN_E_LIMIT, file, "'%s': expected at most %d dimensions, got %lu",
                        nni_name(nb,
                                 (const char *)g->held.data + e.name), NN_MAX_DIMS, (unsigned long)ndim);
        for (k = 0; s == NN_OK && k < ndim; k++) {
            s = nni_gguf_u64(g, &dim, err);
            if (s == NN_OK && dim > SIZE_MAX)
                s = nni_err(err, NN_E_LIMIT, file, "'%s': a dimension of %llu",
                            nni_name(nb,
                                     (const char *)g->held.data + e.name), (unsigned long long)dim);
            e.t.shape[ndim - 1 - k] = (size_t)dim;
        }
        e.t.ndim = ndim;
        if (s == NN_OK) s = nni_gguf_u32(g, &type, err);
        if (s == NN_OK) s = nni_gguf_u64(g, &e.t.offset, err);
        if (s == NN_OK) s = nni_gguf_size(g, &e, type, err);
        g->tensors[g->n_tensors++] = e;
    }
    return s;
}
/* names in order: an equal neighbour is a double one */
NNI_FN int nni_gguf_by_name(const void *a, const void *b)
{
    const char *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return strcmp(x, y);
}
NNI_FN nn_status nni_gguf_unique(nn_gguf *g, const char **names, size_t n, const char *what,
                                 nn_error *err)
{
    char nb[64];
    size_t i;
    if (n) qsort((void *)names, n, sizeof *names, nni_gguf_by_name);
    for (i = 1; i < n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return nni_err(err, NN_E_FORMAT, nn_reader_name(g->r), "two %s are called '%s'", what,
                           nni_name(nb, names[i]));
    return NN_OK;
}
NNI_FN nn_status nni_gguf_names(nn_gguf *g, nn_error *err)
{
    const size_t n = g->n_pairs > g->n_tensors ? g->n_pairs : g->n_tensors;
    const char **names, *held = (const char *)g->held.data;
    nn_status s;
    size_t i;
    if (!n) return NN_OK;
    if (!(names = (const char **)nni_new(n, sizeof *names, &g->alloc))) return nni_gguf_no_room(g,
        "names", err);
    for (i = 0; i < g->n_pairs; i++) names[i] = held + g->pairs[i].key;
    s = nni_gguf_unique(g, names, g->n_pairs, "keys", err);
    for (i = 0; i < g->n_tensors; i++) names[i] = held + g->tensors[i].name;
    if (s == NN_OK) s = nni_gguf_unique(g, names, g->n_tensors, "tensors", err);
    nn_mem_free((void *)names, n * sizeof *names, &g->alloc);
    return s;
}
NNI_FN int nni_gguf_by_place(const void *a, const void *b)
{
    const nn_gguf_tensor *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (x->offset != y->offset) return x->offset < y->offset ? -1 : 1;
    return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}
/* The data: every tensor inside the file, one behind the other, padded to the alignment. (Behind a type of
 * unknown size only overlaps can be told.) */
NNI_FN nn_status nni_gguf_tile(nn_gguf *g, nn_error *err)
{
    const uint64_t mask = g->info.alignment - 1, size = g->size > g->info.data ? g->size - g->info.data : 0;
    const char *file = nn_reader_name(g->r), *why = NULL;
    const nn_gguf_tensor **order = NULL;
    uint64_t at = 0;
    size_t i;
    int known = 1;
    char nb[64];
    nn_status s = NN_OK;
    if (g->n_tensors && !(order = (const nn_gguf_tensor **)nni_new(g->n_tensors, sizeof *order,
        &g->alloc)))
        return nni_gguf_no_room(g, "tensors", err);
    for (i = 0; i < g->n_tensors; i++) order[i] = &g->tensors[i].t;
    if (g->n_tensors) qsort((void *)order, g->n_tensors, sizeof *order, nni_gguf_by_place);
    for (i = 0; s == NN_OK && i < g->n_tensors; i++) {
        const nn_gguf_tensor *t = order[i];
        size_t k;
        int empty = 0;
        for (k = 0; k < t->ndim; k++) empty |= !t->shape[k];
        if (t->offset & mask) why = "is no multiple of the alignment";
        else if (t->offset > size ||
                 t->bytes > size - t->offset) why = "and its size lie beyond the end";
        else if (t->offset < at) why = "overlaps the tensor before";
        else if (known && t->offset > at) why = "leaves a gap before it";
        if (why)
            s = nni_err(err, NN_E_FORMAT, file, "'%s': offset %llu (%llu bytes of %llu) %s",
                        nni_name(nb, t->name),
                        (unsigned long long)t->offset, (unsigned long long)t->bytes, (unsigned long long)size, why);
        at = t->offset + t->bytes;
        if (s == NN_OK) at = (at + mask) & ~mask;
        known &= t->bytes || empty;
    }
    if (s == NN_OK && known && size > at)
        s = nni_err_at(err, NN_E_FORMAT, file, g->info.data + at, "bytes follow the last tensor");
    if (order) nn_mem_free((void *)order, g->n_tensors * sizeof *order, &g->alloc);
    return s;
}
NNI_FN nn_status nni_gguf_alignment(nn_gguf *g, nn_error *err)
{
    const size_t i = nn_gguf_find(g, "general.alignment");
    nn_gguf_value v;
    g->info.alignment = 32;
    if (i == SIZE_MAX) return NN_OK;
    (void)nn_gguf_meta(g, i, &v);
    if (v.type != NN_GGUF_U32 || !v.u || (v.u & (v.u - 1)))
        return nni_err(err, NN_E_FORMAT, nn_reader_name(g->r),
                       "general.alignment: expected a power of two of type u32, got %llu of type %s",
                       (unsigned long long)v.u, nni_gguf_kinds[v.type].name);
    g->info.alignment = v.u;
    return NN_OK;
}
NNI_FN nn_status nni_gguf_head(nn_gguf *g, nn_error *err)
{
    const char *file = nn_reader_name(g->r);
    unsigned char h[8] = { 0 };
    size_t got = 0, i;
    uint64_t tensors = 0, pairs = 0;
    nn_status s = nn_reader_read(g->r, h, 8, &got, err);
    if (s != NN_OK) return s;
    if (got < 8 || memcmp(h, "GGUF", 4) != 0)
        return nni_err(err, NN_E_FORMAT, file, "byte 0: expected 'GGUF' and a version");
    /* the other order's version has its bytes at the top */
    g->info.big_endian = !(nni_le32(h + 4) & 0xFFFF) && nni_be32(h + 4);
    g->info.version = g->info.big_endian ? nni_be32(h + 4) : nni_le32(h + 4);
    g->swapped = g->info.big_endian != nni_big_endian();
    if (g->info.version != 2 && g->info.version != 3)
        return nni_err_at(err, NN_E_UNSUPPORTED, file, 4, "expected version 2 or 3, got %u",
                          g->info.version);
    if ((s = nni_gguf_u64(g, &tensors, err)) != NN_OK ||
        (s = nni_gguf_u64(g, &pairs, err)) != NN_OK) return s;
    /* a tensor takes at least 24 bytes, a pair 13 */
    if (tensors > nni_gguf_left(g) / 24 || pairs > (nni_gguf_left(g) - 24 * tensors) / 13)
        return nni_err_at(err, NN_E_FORMAT, file, 8,
                          "%llu tensors and %llu pairs of metadata declared, %llu bytes present",
                          (unsigned long long)tensors, (unsigned long long)pairs, (unsigned long long)nni_gguf_left(g));
    if ((s = nni_gguf_pairs(g, pairs, err)) != NN_OK || (s = nni_gguf_list(g, tensors,
        err)) != NN_OK) return s;
    if ((s = nni_gguf_names(g, err)) != NN_OK || (s = nni_gguf_alignment(g,
        err)) != NN_OK) return s;
    for (i = 0; i < g->n_tensors; i++) {                /* nothing moves any more */
        nni_gguf_entry *e = g->tensors + i;
        e->t.name = (const char *)g->held.data + e->name;
        if (!e->t.type) e->t.type = e->number;
    }
    g->info.data = (nn_reader_tell(g->r) + g->info.alignment - 1) & ~(g->info.alignment - 1);
    return nni_gguf_tile(g, err);
}
/* r moves in, whatever comes */
NNI_FN nn_status nni_gguf_make(nn_gguf **out, nn_reader *r, const nn_file_opts *opts, nn_error *err)
{
    nn_alloc a = nni_alloc_of(opts);
    nn_gguf *g = (nn_gguf *)nni_new(1, sizeof *g, &a);
    nn_status s = NN_OK;
    if (!g) {
        s = nni_err(err, NN_E_NOMEM, nn_reader_name(r), "out of memory");
        nn_reader_close(r);
        return s;
    }
    memset(g, 0, sizeof *g);
    g->alloc = g->held.alloc = a;
    g->held.limit = NN_MAX_GGUF_HEADER;
    g->r = r;
    g->limit = opts ? opts->limit : 0;
    if (!nn_reader_size(r, &g->size))
        s = nni_err(err, NN_E_UNSUPPORTED, nn_reader_name(r),
                    "a pipe has no positions to read from: save it to a file first");
    if (s == NN_OK) s = nni_gguf_head(g, err);
    if (s != NN_OK) { nn_gguf_close(g); return s; }
    *out = g;
    return NN_OK;
}
NN_DEF nn_status nn_gguf_open(nn_gguf **g, const char *path, const nn_file_opts *opts,
                              nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    nn_status s;
    if (opts) o = *opts;
    o.raw = 1;
    o.limit = 0;
    if ((s = nn_reader_open(&r, path, &o, err)) != NN_OK) return s;
    return nni_gguf_make(g, r, opts, err);
}
NN_DEF nn_status nn_gguf_memory(nn_gguf **g, const void *data, size_t n, const nn_file_opts *opts,
                                nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    nn_reader *r;
    nn_status s;
    if (opts) o = *opts;
    o.raw = 1;
    o.limit = 0;
    if ((s = nn_reader_memory(&r, data, n, &o, err)) != NN_OK) return s;
    return nni_gguf_make(g, r, opts, err);
}
NN_DEF const nn_gguf_info *nn_gguf_head(const nn_gguf *g) { return &g->info; }
NN_DEF size_t nn_gguf_count(const nn_gguf *g) { return g->n_tensors; }
NN_DEF const nn_gguf_tensor *nn_gguf_at(const nn_gguf *g, size_t i)
{
    return i < g->n_tensors ? &g->tensors[i].t : NULL;
}
NN_DEF const char *nn_gguf_type_name(nn_gguf_type type)
{
    return (size_t)type < NNI_GGUF_KINDS ? nni_gguf_kinds[type].name : "unknown";
}
NN_DEF size_t nn_gguf_meta_count(const nn_gguf *g) { return g->n_pairs; }
/* the value held at p; what stands behind it */
NNI_FN const unsigned char *nni_gguf_take(const unsigned char *p, nn_gguf_type type,
                                          nn_gguf_value *v)
{
    const size_t w = nni_gguf_kinds[type].bytes;
    uint32_t of;
    float f;
    memset(v, 0, sizeof *v);
    v->type = type;
    switch (type) {
    case NN_GGUF_U8: case NN_GGUF_BOOL: v->u = *p; break;
    case NN_GGUF_I8: { int8_t k; memcpy(&k, p, 1); v->i = k; break; }
    case NN_GGUF_U16: { uint16_t k; memcpy(&k, p, 2); v->u = k; break; }
    case NN_GGUF_I16: { int16_t k; memcpy(&k, p, 2); v->i = k; break; }
    case NN_GGUF_U32: { uint32_t k; memcpy(&k, p, 4); v->u = k; break; }
    case NN_GGUF_I32: { int32_t k; memcpy(&k, p, 4); v->i = k; break; }
    case NN_GGUF_F32: memcpy(&f, p, 4); v->d = (double)f; break;
    case NN_GGUF_U64: memcpy(&v->u, p, 8); break;
    case NN_GGUF_I64: memcpy(&v->i, p, 8); break;
    case NN_GGUF_F64: memcpy(&v->d, p, 8); break;
    case NN_GGUF_TEXT:
        memcpy(&v->n, p, 8);
        v->text = (const char *)p + 8;
        return p + 8 + (size_t)v->n + 1;
    default: {                                          /* an array: over its items */
        nn_gguf_value in, item;
        memcpy(&of, p, 4);
        memcpy(&v->n, p + 4, 8);
        v->of = (nn_gguf_type)of;
        v->next = p + 12;
        if (nni_gguf_kinds[of].bytes) return v->next + (size_t)v->n * nni_gguf_kinds[of].bytes;
        in = *v;
        while (nn_gguf_item(&in, &item)) { }
        return in.next;
    }
    }
    return p + w;
}
NN_DEF const char *nn_gguf_meta(const nn_gguf *g, size_t i, nn_gguf_value *v)
{
    if (i >= g->n_pairs) return NULL;
    (void)nni_gguf_take(g->held.data + g->pairs[i].value, g->pairs[i].type, v);
    return (const char *)g->held.data + g->pairs[i].key;
}
NN_DEF size_t nn_gguf_find(const nn_gguf *g, const char *key)
{
    size_t i;
    for (i = 0; i < g->n_pairs; i++)
        if (strcmp((const char *)g->held.data + g->pairs[i].key, key) == 0) return i;
    return SIZE_MAX;
}
NN_DEF int nn_gguf_item(nn_gguf_value *array, nn_gguf_value *item)
{
    if (array->type != NN_GGUF_ARRAY || !array->n) return 0;
    array->n--;
    array->next = nni_gguf_take(array->next, array->of, item);
    return 1;
}
/* "Q4_K [32,256], 4608 bytes: quantised, ..." */
NNI_FN void nni_gguf_why(char *b, size_t cap, const nn_gguf_tensor *t)
{
    size_t i, n = (size_t)snprintf(b, cap, "%s [", t->type);
    for (i = 0; i < t->ndim; i++) n += (size_t)snprintf(b + n, cap - n, "%s%zu", i ? "," : "",
                                                        t->shape[i]);
    if (t->bytes) (void)snprintf(b + n, cap - n, "], %llu bytes: quantised",
                                 (unsigned long long)t->bytes);
    else (void)snprintf(b + n, cap - n, "]: a type of unknown size");
}
NNI_FN nn_status nni_gguf_refuse(const nn_gguf *g, const nn_gguf_tensor *t, nn_error *err)
{
    char nb[64], why[NN_MAX_DIMS * 24 + 64];
    nni_gguf_why(why, sizeof why, t);
    return nni_err(err, NN_E_UNSUPPORTED, nn_reader_name(g->r),
                   "'%s' is in an unknown format: %.80s", nni_name(nb, t->name), why);
}
NN_DEF nn_status nn_gguf_get(nn_gguf *g, size_t i, nn_tensor *t, nn_error *err)
{
    const nn_gguf_tensor *e = nn_gguf_at(g, i);
    nni_src src;
    nn_status s;
    if (!e)
        return nni_err(err, NN_E_ARG, nn_reader_name(g->r), "expected a tensor below %zu, got %zu",
                       g->n_tensors, i);
    if (!e->dtype) return nni_gguf_refuse(g, e, err);
    if ((s = nn_reader_seek(g->r, e->bytes ? g->info.data + e->offset : 0, err)) != NN_OK) return s;
    nni_src_reader(&src, g->r);
    s = nni_src_tensor(&src, t, e->dtype, nn_dtype_size(e->dtype), e->ndim, e->shape, g->limit,
                       &g->alloc, err);
    if (s == NN_OK && g->swapped) nni_swap_items((unsigned char *)t->data, nn_tensor_count(t),
                                                 t->itemsize);
    return s;
}
NN_DEF nn_status nn_gguf_dict(nn_dict *d, nn_gguf *g, const nn_file_opts *opts, nn_error *err)
{
    nn_dict out = NN_ZERO;
    nn_status s = NN_OK;
    size_t i;
    out.alloc = d->alloc.alloc ? d->alloc : g->alloc;
    for (i = 0; s == NN_OK && i < g->n_tensors; i++) {
        const nn_gguf_tensor *e = &g->tensors[i].t;
        nn_tensor t = NN_ZERO;
        char why[NN_MAX_DIMS * 24 + 64];
        if (!e->dtype && opts && opts->left) {
            nni_gguf_why(why, sizeof why, e);
            s = nni_left(opts->left, e->name, why, err);
            continue;
        }
        if (!e->dtype) s = nni_gguf_refuse(g, e, err);
        else if (opts && opts->places) {
            nn_place where = NN_ZERO;
            where.offset = g->info.data + e->offset;
            where.member = NN_NO_MEMBER;
            where.swapped = g->swapped;
            t = nn_tensor_view(NULL, e->dtype, e->ndim, e->shape);
            s = nn_buf_put(opts->places, &where, sizeof where, err);
        } else s = nn_gguf_get(g, i, &t, err);
        if (s == NN_OK) s = nn_dict_put(&out, e->name, &t, err);
        nn_tensor_free(&t);
    }
    if (s == NN_OK) *d = out;
    else nn_dict_free(&out);
    return s;
}
NN_DEF nn_status nn_gguf_read(nn_dict *d, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_gguf *g;
    nn_status s = nn_gguf_open(&g, path, opts, err);
    if (s != NN_OK) return s;
    s = nn_gguf_dict(d, g, opts, err);
    nn_gguf_close(g);
    return s;
}
NN_DEF nn_status nn_gguf_read_memory(nn_dict *d, const void *data, size_t n,
                                     const nn_file_opts *opts,
                                     nn_error *err)
{
    nn_gguf *g;
    nn_status s = nn_gguf_memory(&g, data, n, opts, err);
    if (s != NN_OK) return s;
    s = nn_gguf_dict(d, g, opts, err);
    nn_gguf_close(g);
    return s;
}
#endif

/* ---- [EVENTS] ----------------------------------------------------------- */
#ifndef NN_NO_EVENTS
/* Just enough protocol buffers: key = field << 3 | wire type; 0 varint, 1 eight bytes, 2 length and
 * bytes, 5 four bytes. */
NNI_FN void nni_pb_varint(nn_buf *b, uint64_t v, nn_status *s, nn_error *err)
{
    unsigned char h[10];
    size_t n = 0;
    do { h[n++] = (unsigned char)((v & 127) | (v > 127 ? 128u : 0u)); v >>= 7; } while (v);
    if (*s == NN_OK) *s = nn_buf_put(b, h, n, err);
}
NNI_FN void nni_pb_key(nn_buf *b, unsigned field, unsigned type, nn_status *s, nn_error *err)
{
    nni_pb_varint(b, field << 3 | type, s, err);
}
NNI_FN void nni_pb_bytes(nn_buf *b, unsigned field, const void *p, size_t n, nn_status *s, nn_error *err)
{
    nni_pb_key(b, field, 2, s, err);
    nni_pb_varint(b, n, s, err);
    if (*s == NN_OK) *s = nn_buf_put(b, p, n, err);
}
NNI_FN void nni_pb_text(nn_buf *b, unsigned field, const char *t, nn_status *s, nn_error *err)
{
    nni_pb_bytes(b, field, t, strlen(t), s, err);
}
NNI_FN void nni_pb_int(nn_buf *b, unsigned field, int64_t v, nn_status *s, nn_error *err)
{
    nni_pb_key(b, field, 0, s, err);
    nni_pb_varint(b, (uint64_t)v, s, err);
}
NNI_FN void nni_pb_double(nn_buf *b, unsigned field, double v, nn_status *s, nn_error *err)
{
    unsigned char h[8];
    uint64_t x;
    memcpy(&x, &v, 8);
    nni_put_le64(h, x);
    nni_pb_key(b, field, 1, s, err);
    if (*s == NN_OK) *s = nn_buf_put(b, h, 8, err);
}
NNI_FN void nni_pb_float(nn_buf *b, unsigned field, float v, nn_status *s, nn_error *err)
{
    unsigned char h[4];
    uint32_t x;
    memcpy(&x, &v, 4);
    nni_put_le32(h, x);
    nni_pb_key(b, field, 5, s, err);
    if (*s == NN_OK) *s = nn_buf_put(b, h, 4, err);
}
/* part: messages inside messages */
struct nn_events { nn_append *a; nn_alloc alloc; nn_buf part[5], rec; };
NNI_FN uint32_t nni_crc_masked(const void *p, size_t n)
{
    uint32_t c = nn_crc32c(0, p, n);
    return (c >> 15 | c << 17) + 0xa282ead8u;
}
/* one event as one record: length, its sum, data, its sum */
NNI_FN nn_status nni_events_put(nn_events *e, const nn_buf *ev, nn_error *err)
{
    unsigned char h[12], t[4];
    nn_status s;
    nni_put_le64(h, ev->len);
    nni_put_le32(h + 8, nni_crc_masked(h, 8));
    nni_put_le32(t, nni_crc_masked(ev->data, ev->len));
    e->rec.len = 0;
    s = nn_buf_put(&e->rec, h, 12, err);
    if (s == NN_OK) s = nn_buf_put(&e->rec, ev->data, ev->len, err);
    if (s == NN_OK) s = nn_buf_put(&e->rec, t, 4, err);
    return s == NN_OK ? nn_append_put(e->a, e->rec.data, e->rec.len, err) : s;
}
NN_DEF nn_status nn_events_path(char *buf, size_t cap, const char *dir, uint64_t seconds, nn_error *err)
{
    char name[64];
    (void)snprintf(name, sizeof name, "events.out.tfevents.%010llu.nn.0", (unsigned long long)seconds);
    return nn_path_join(buf, cap, dir, name, err);
}
NN_DEF nn_status nn_events_open(nn_events **out, const char *path, double wall,
                                const nn_file_opts *opts, nn_error *err)
{
    nn_alloc a = nni_alloc_of(opts);
    nn_events *e;
    uint64_t good = 0;
    size_t i;
    nn_status s = NN_OK;
    *out = NULL;
    if (nn_file_exists(path, opts)) {                   /* where does the last whole record end? */
        nn_file_opts o = NN_ZERO;
        nn_reader *r;
        if (opts) o = *opts;
        o.raw = 1;
        o.limit = 0;
        if ((s = nn_reader_open(&r, path, &o, err)) != NN_OK) return s;
        s = nn_events_read_from(r, NULL, NULL, &good, err);
        nn_reader_close(r);
        if (s != NN_OK) return s;
    }
    e = (nn_events *)nni_new(1, sizeof *e, &a);
    if (!e) return nn_error_set(err, NN_E_NOMEM, "%.100s: out of memory", path);
    e->alloc = e->rec.alloc = a;
    for (i = 0; i < 5; i++) e->part[i].alloc = a;
    s = nn_append_open(&e->a, path, good, opts, err);
    if (s == NN_OK && good == 0) {
        nni_pb_double(&e->part[0], 1, wall, &s, err);
        nni_pb_text(&e->part[0], 3, "brain.Event:2", &s, err);
        if (s == NN_OK) s = nni_events_put(e, &e->part[0], err);
    }
    if (s != NN_OK) { (void)nn_events_close(e, NULL); return s; }
    *out = e;
    return NN_OK;
}
NN_DEF nn_status nn_events_sync(nn_events *e, nn_error *err) { return nn_append_sync(e->a, err); }
NN_DEF nn_status nn_events_close(nn_events *e, nn_error *err)
{
    nn_status s;
    nn_alloc a;
    size_t i;
    if (!e) return NN_OK;
    a = e->alloc;
    s = nn_append_close(e->a, err);
    for (i = 0; i < 5; i++) nn_buf_free(&e->part[i]);
    nn_buf_free(&e->rec);
    nn_mem_free(e, sizeof *e, &a);
    return s;
}
/* wrap the Value in part[1] as Event{wall, step, summary{value}} and write it */
NNI_FN nn_status nni_events_value(nn_events *e, int64_t step, double wall, nn_status s, nn_error *err)
{
    e->part[2].len = e->part[0].len = 0;
    nni_pb_bytes(&e->part[2], 1, e->part[1].data, e->part[1].len, &s, err);
    nni_pb_double(&e->part[0], 1, wall, &s, err);
    if (step) nni_pb_int(&e->part[0], 2, step, &s, err);
    nni_pb_bytes(&e->part[0], 5, e->part[2].data, e->part[2].len, &s, err);
    return s == NN_OK ? nni_events_put(e, &e->part[0], err) : s;
}
NN_DEF nn_status nn_events_scalar(nn_events *e, const char *tag, double value, int64_t step,
                                  double wall, nn_error *err)
{
    nn_status s = NN_OK;
    e->part[1].len = 0;
    nni_pb_text(&e->part[1], 1, tag, &s, err);
    nni_pb_float(&e->part[1], 2, (float)value, &s, err);
    return nni_events_value(e, step, wall, s, err);
}
NN_DEF nn_status nn_events_histogram(nn_events *e, const char *tag, const float *x, size_t n,
                                     size_t bins, int64_t step, double wall, nn_error *err)
{
    double lo = 0, hi = 0, sum = 0, squares = 0, width;
    size_t i, count = 0;
    nn_buf *h = &e->part[3], *limits = &e->part[4], *counts = &e->part[2];
    nn_status s = NN_OK;
    if (bins == 0) bins = 30;
    if (bins > 65536)
        return nn_error_set(err, NN_E_ARG, "nn_events_histogram: expected at most 65536 bins, got %zu",
                        bins);
    for (i = 0; i < n; i++) {
        double v = (double)x[i];
        if (!(v - v == 0)) continue;                    /* finite only */
        if (!count || v < lo) lo = v;
        if (!count || v > hi) hi = v;
        sum += v;
        squares += v * v;
        count++;
    }
    if (!(hi > lo)) bins = 1;
    width = (hi - lo) / (double)bins;
    h->len = limits->len = counts->len = 0;
    /* an empty bin on the left gives the first one its left edge, as PyTorch writes it */
    for (i = 0; i <= bins && s == NN_OK; i++) {
        unsigned char b[8] = { 0 };
        double edge = i == bins ? hi : lo + width * (double)i;
        uint64_t u;
        memcpy(&u, &edge, 8);
        s = nn_buf_put(counts, b, 8, err);
        nni_put_le64(b, u);
        if (s == NN_OK) s = nn_buf_put(limits, b, 8, err);
    }
    for (i = 0; i < n && s == NN_OK; i++) {
        double v = (double)x[i], c;
        size_t k;
        uint64_t u;
        if (!(v - v == 0)) continue;
        k = width > 0 ? (size_t)((v - lo) / width) : 0;
        if (k >= bins) k = bins - 1;
        u = nni_le64(counts->data + 8 * (k + 1));
        memcpy(&c, &u, 8);
        c += 1;
        memcpy(&u, &c, 8);
        nni_put_le64(counts->data + 8 * (k + 1), u);
    }
    nni_pb_double(h, 1, lo, &s, err);
    nni_pb_double(h, 2, hi, &s, err);
    nni_pb_double(h, 3, (double)count, &s, err);
    nni_pb_double(h, 4, sum, &s, err);
    nni_pb_double(h, 5, squares, &s, err);
    nni_pb_bytes(h, 6, limits->data, limits->len, &s, err);
    nni_pb_bytes(h, 7, counts->data, counts->len, &s, err);
    e->part[1].len = 0;
    nni_pb_text(&e->part[1], 1, tag, &s, err);
    nni_pb_bytes(&e->part[1], 5, h->data, h->len, &s, err);
    return nni_events_value(e, step, wall, s, err);
}
NN_DEF nn_status nn_events_image(nn_events *e, const char *tag, const nn_tensor *image,
                                 int64_t step, double wall, nn_error *err)
{
    nn_buf *png = &e->part[4], *m = &e->part[3];
    nn_status s;
    png->len = m->len = e->part[1].len = 0;
    if ((s = nn_png_encode(png, image, 6, err)) != NN_OK) return s;
    nni_pb_int(m, 1, (int64_t)image->shape[0], &s, err);
    nni_pb_int(m, 2, (int64_t)image->shape[1], &s, err);
    nni_pb_int(m, 3, image->ndim == 3 ? (int64_t)image->shape[2] : 1, &s, err);
    nni_pb_bytes(m, 4, png->data, png->len, &s, err);
    nni_pb_text(&e->part[1], 1, tag, &s, err);
    nni_pb_bytes(&e->part[1], 4, m->data, m->len, &s, err);
    return nni_events_value(e, step, wall, s, err);
}
/* metadata{plugin_data{name, content}} into part[1], through part[3] and part[4] */
NNI_FN void nni_events_plugin(nn_events *e, const char *name, const void *content, size_t n,
                              nn_status *s, nn_error *err)
{
    e->part[3].len = e->part[4].len = 0;
    nni_pb_text(&e->part[3], 1, name, s, err);
    if (n) nni_pb_bytes(&e->part[3], 2, content, n, s, err);
    nni_pb_bytes(&e->part[4], 1, e->part[3].data, e->part[3].len, s, err);
    nni_pb_bytes(&e->part[1], 9, e->part[4].data, e->part[4].len, s, err);
}
NN_DEF nn_status nn_events_text(nn_events *e, const char *tag, const char *utf8, int64_t step,
                                double wall, nn_error *err)
{
    static const unsigned char shape[] = { 0x12, 2, 8, 1 };     /* one dimension of size 1 */
    nn_buf *t = &e->part[3], *full = &e->part[4];
    nn_status s = NN_OK;
    t->len = full->len = e->part[1].len = 0;
    s = nn_buf_text(full, tag, err);
    if (s == NN_OK) s = nn_buf_text(full, "/text_summary", err);
    nni_pb_bytes(&e->part[1], 1, full->data, full->len, &s, err);
    nni_pb_int(t, 1, 7, &s, err);                       /* DT_STRING */
    nni_pb_bytes(t, 2, shape, sizeof shape, &s, err);
    nni_pb_text(t, 8, utf8, &s, err);
    nni_pb_bytes(&e->part[1], 8, t->data, t->len, &s, err);
    nni_events_plugin(e, "text", NULL, 0, &s, err);
    return nni_events_value(e, step, wall, s, err);
}
NN_DEF nn_status nn_events_hparams(nn_events *e, const nn_dict *hp, const char *const *metrics,
                                   size_t n_metrics, double wall, nn_error *err)
{
    static const char *const tags[3] = { "_hparams_/experiment", "_hparams_/session_start_info",
                                         "_hparams_/session_end_info" };
    nn_buf exp = NN_ZERO, start = NN_ZERO, content = NN_ZERO, a = NN_ZERO, b = NN_ZERO;
    nn_status s = NN_OK;
    size_t i, k;
    exp.alloc = start.alloc = content.alloc = a.alloc = b.alloc = e->alloc;
    for (i = 0; i < hp->count && s == NN_OK; i++) {
        const nn_tensor *t = &hp->items[i].value;
        int text = t->dtype == NN_UCS4 || t->dtype == NN_BYTES;
        char nb[64];
        if (nn_tensor_count(t) != 1) {
            s = nn_error_set(err, NN_E_ARG, "nn_events_hparams: '%s' is not one value",
                         nni_name(nb, hp->items[i].name));
            break;
        }
        a.len = b.len = 0;                              /* b: Value, a: HParamInfo */
        nni_pb_text(&a, 1, hp->items[i].name, &s, err);
        nni_pb_int(&a, 4, text ? 1 : t->dtype == NN_BOOL ? 2 : 3, &s, err);
        nni_pb_bytes(&exp, 4, a.data, a.len, &s, err);
        if (text) {
            size_t n = nn_tensor_text(t, 0, NULL, 0);
            a.len = 0;
            if (s == NN_OK) s = nn_buf_reserve(&a, n, err);
            if (s != NN_OK) break;
            (void)nn_tensor_text(t, 0, (char *)a.data, n + 1);
            nni_pb_bytes(&b, 3, a.data, n, &s, err);
        } else if (t->dtype == NN_BOOL) nni_pb_int(&b, 4, *(const unsigned char *)t->data != 0, &s, err);
        else nni_pb_double(&b, 2, nn_tensor_get_f64(t, 0), &s, err);
        a.len = 0;                                      /* map entry */
        nni_pb_text(&a, 1, hp->items[i].name, &s, err);
        nni_pb_bytes(&a, 2, b.data, b.len, &s, err);
        nni_pb_bytes(&start, 1, a.data, a.len, &s, err);
    }
    for (i = 0; i < n_metrics; i++) {
        a.len = b.len = 0;
        nni_pb_text(&a, 2, metrics[i], &s, err);        /* MetricName{tag} in MetricInfo */
        nni_pb_bytes(&b, 1, a.data, a.len, &s, err);
        nni_pb_bytes(&exp, 5, b.data, b.len, &s, err);
    }
    nni_pb_double(&start, 5, wall, &s, err);
    for (k = 0; k < 3 && s == NN_OK; k++) {
        static const unsigned char empty[] = { 8, 1, 0x12, 2, 0x12, 0 };   /* a float tensor of shape [0] */
        content.len = e->part[1].len = b.len = 0;
        if (k == 2) { nni_pb_int(&b, 1, 1, &s, err); nni_pb_double(&b, 2, wall, &s, err); }
        nni_pb_bytes(&content,
                     k == 0 ? 2 :
                     k == 1 ? 3 :
                              4,
                     k == 0 ? exp.data :
                     k == 1 ? start.data :
                              b.data,
                     k == 0 ? exp.len :
                     k == 1 ? start.len :
                              b.len, &s, err);
        nni_pb_text(&e->part[1], 1, tags[k], &s, err);
        nni_pb_bytes(&e->part[1], 8, empty, sizeof empty, &s, err);
        nni_events_plugin(e, "hparams", content.data, content.len, &s, err);
        s = nni_events_value(e, 0, wall, s, err);
    }
    nn_buf_free(&exp);
    nn_buf_free(&start);
    nn_buf_free(&content);
    nn_buf_free(&a);
    nn_buf_free(&b);
    return s;
}
typedef struct nni_pb {  /* reading: one field at a time; 0 = end, -1 = damaged */
    const unsigned char *p, *end;
    unsigned field, type;
    uint64_t v;
    const unsigned char *b;
    size_t n;
} nni_pb;
NNI_FN int nni_pb_get(nni_pb *m, uint64_t *v)
{
    unsigned shift = 0;
    *v = 0;
    while (m->p < m->end && shift < 64) {
        unsigned char c = *m->p++;
        *v |= (uint64_t)(c & 127) << shift;
        if (c < 128) return 1;
        shift += 7;
    }
    return 0;
}
NNI_FN int nni_pb_next(nni_pb *m)
{
    uint64_t key;
    if (m->p == m->end) return 0;
    if (!nni_pb_get(m, &key) || key >> 3 == 0 || key >> 35) return -1;
    m->field = (unsigned)(key >> 3);
    m->type = (unsigned)key & 7;
    m->v = 0;
    m->b = NULL;
    m->n = 0;
    switch (m->type) {
    case 0: return nni_pb_get(m, &m->v) ? 1 : -1;
    case 1: if (m->end - m->p < 8) return -1; m->v = nni_le64(m->p); m->p += 8; return 1;
    case 5: if (m->end - m->p < 4) return -1; m->v = nni_le32(m->p); m->p += 4; return 1;
    case 2:
        if (!nni_pb_get(m, &m->v) || m->v > (uint64_t)(m->end - m->p)) return -1;
        m->b = m->p;
        m->n = (size_t)m->v;
        m->p += m->n;
        return 1;
    default: return -1;
    }
}
NNI_FN void nni_pb_open(nni_pb *m, const unsigned char *p, size_t n)
{
    memset(m, 0, sizeof *m);
    m->p = p;
    m->end = p + n;
}
NNI_FN double nni_pb_f64(uint64_t u) { double d; memcpy(&d, &u, 8); return d; }
NNI_FN double nni_pb_f32(uint64_t u)
{
    uint32_t w = (uint32_t)u;
    float f;
    memcpy(&f, &w, 4);
    return (double)f;
}
/* Value -> *ev; 1 or -1 */
NNI_FN int nni_event_value(nn_event *ev, const unsigned char *p, size_t n)
{
    nni_pb v, m, t;
    int r, tensor = 0;
    unsigned dtype = 0;
    const unsigned char *str = NULL, *raw = NULL;
    size_t str_n = 0, raw_n = 0, rank = 0, dims[2] = { 0, 0 };
    double num = 0;
    int have_num = 0;
    nni_pb_open(&v, p, n);
    while ((r = nni_pb_next(&v)) > 0) {
        if (v.field == 1 && v.type == 2) { ev->tag = (const char *)v.b; ev->tag_n = v.n; }
        else if (v.field == 2 && v.type == 5) { ev->kind = NN_EVENT_SCALAR; ev->value = nni_pb_f32(v.v); }
        else if (v.field == 4 && v.type == 2) {
            ev->kind = NN_EVENT_IMAGE;
            nni_pb_open(&m, v.b, v.n);
            while ((r = nni_pb_next(&m)) > 0) {
                if (m.field == 1 && m.type == 0) ev->height = (int64_t)m.v;
                if (m.field == 2 && m.type == 0) ev->width = (int64_t)m.v;
                if (m.field == 4 && m.type == 2) { ev->bytes = m.b; ev->bytes_n = m.n; }
            }
            if (r < 0) return -1;
        } else if (v.field == 5 && v.type == 2) {
            size_t nl = 0, nc = 0;
            ev->kind = NN_EVENT_HISTOGRAM;
            nni_pb_open(&m, v.b, v.n);
            while ((r = nni_pb_next(&m)) > 0) {
                if (m.field <= 5 && m.type == 1) {
                    double d = nni_pb_f64(m.v);
                    if (m.field == 1) ev->min = d;
                    else if (m.field == 2) ev->max = d;
                    else if (m.field == 3) ev->num = d;
                    else if (m.field == 4) ev->sum = d;
                    else ev->sum_squares = d;
                }
                if (m.field == 6 && m.type == 2) { ev->limits = m.b; nl = m.n; }
                if (m.field == 7 && m.type == 2) { ev->counts = m.b; nc = m.n; }
            }
            if (r < 0 || nl != nc || nl % 8) return -1;
            ev->n_bins = nl / 8;
        } else if (v.field == 8 && v.type == 2) {
            tensor = 1;
            nni_pb_open(&m, v.b, v.n);
            while ((r = nni_pb_next(&m)) > 0) {
                if (m.field == 1 && m.type == 0) dtype = (unsigned)m.v;
                if (m.field == 2 && m.type == 2) {
                    nni_pb d;
                    nni_pb_open(&t, m.b, m.n);
                    while ((r = nni_pb_next(&t)) > 0) {
                        if (t.field != 2 || t.type != 2) continue;
                        nni_pb_open(&d, t.b, t.n);
                        while ((r = nni_pb_next(&d)) > 0)
                            if (d.field == 1 && d.type == 0 && rank < 2)
                                dims[rank] = d.v < SIZE_MAX ? (size_t)d.v : SIZE_MAX;
                        if (r < 0) return -1;
                        rank++;
                    }
                    if (r < 0) return -1;
                }
                if (m.field == 4 && m.type == 2) { raw = m.b; raw_n = m.n; }
                if (m.field == 5 && m.type == 5) { num = nni_pb_f32(m.v); have_num = 1; }
                if (m.field == 5 && m.type == 2 && m.n >= 4) {
                    num = nni_pb_f32(nni_le32(m.b));
                    have_num = 1;
                }
                if (m.field == 6 && m.type == 1) { num = nni_pb_f64(m.v); have_num = 1; }
                if (m.field == 6 && m.type == 2) { raw = m.b; raw_n = m.n; }
                if (m.field == 8 && m.type == 2) { str = m.b; str_n = m.n; }
            }
            if (r < 0) return -1;
        } else if (v.field == 9 && v.type == 2) {
            nni_pb_open(&m, v.b, v.n);
            while ((r = nni_pb_next(&m)) > 0) {
                if (m.field != 1 || m.type != 2) continue;
                nni_pb_open(&t, m.b, m.n);
                while ((r = nni_pb_next(&t)) > 0) {
                    if (t.field == 1 && t.type == 2) { ev->plugin = (const char *)t.b; ev->plugin_n = t.n; }
                    if (t.field == 2 && t.type == 2) { ev->bytes = t.b; ev->bytes_n = t.n; }
                }
                if (r < 0) return -1;
            }
            if (r < 0) return -1;
        }
    }
    if (r < 0) return -1;
    if (ev->plugin_n == 7 && memcmp(ev->plugin, "hparams", 7) == 0) ev->kind = NN_EVENT_HPARAMS;
    else if (tensor) {
        ev->bytes = NULL;
        ev->bytes_n = 0;
        if (dtype == 7 && ev->plugin_n == 6 && memcmp(ev->plugin, "images", 6) == 0) {
            ev->kind = NN_EVENT_IMAGE;
            ev->bytes = str;
            ev->bytes_n = str_n;
        } else if (dtype == 7) {
            ev->kind = NN_EVENT_TEXT;
            ev->bytes = str;
            ev->bytes_n = str_n;
        } else if (rank == 2 && dims[1] == 3 && dtype == 2 && raw && raw_n / 24 == dims[0] &&
                   raw_n % 24 == 0) {
            ev->kind = NN_EVENT_HISTOGRAM;
            ev->rows = raw;
            ev->n_bins = dims[0];
        } else if (have_num && rank == 0) {
            ev->kind = NN_EVENT_SCALAR;
            ev->value = num;
        } else if (raw && rank == 0 && dtype == 1 && raw_n == 4) {
            ev->kind = NN_EVENT_SCALAR;
            ev->value = nni_pb_f32(nni_le32(raw));
        } else if (raw && rank == 0 && dtype == 2 && raw_n == 8) {
            ev->kind = NN_EVENT_SCALAR;
            ev->value = nni_pb_f64(nni_le64(raw));
        }
    }
    return 1;
}
/* google.protobuf.Value -> *p: of its members the last one given */
NNI_FN int nni_event_param_value(nn_event_param *p, const unsigned char *b, size_t n)
{
    nni_pb v;
    int r;
    nni_pb_open(&v, b, n);
    while ((r = nni_pb_next(&v)) > 0) {
        const unsigned kind = v.field << 3 | v.type;
        if (kind == (1 << 3 | 0)) p->kind = NN_EVENT_PARAM_NULL;
        else if (kind == (2 << 3 | 1)) { p->kind = NN_EVENT_PARAM_NUMBER; p->number = nni_pb_f64(v.v); }
        else if (kind == (3 << 3 | 2)) { p->kind = NN_EVENT_PARAM_TEXT; p->text = (const char *)v.b; p->text_n = v.n; }
        else if (kind == (4 << 3 | 0)) { p->kind = NN_EVENT_PARAM_BOOL; p->number = v.v != 0; }
        else if (kind == (5 << 3 | 2) || kind == (6 << 3 | 2)) p->kind = NN_EVENT_PARAM_OTHER;
    }
    return r;
}
/* content{session_start_info = 3 {hparams = 1 {key = 1, value = 2}}}: [next, end) is what is left of one
 * session_start_info, or nothing, and the content goes on at `end` */
NN_DEF nn_status nn_event_param_next(nn_event_param *p, const nn_event *ev, nn_error *err)
{
    const size_t all = ev->kind == NN_EVENT_HPARAMS && ev->bytes ? ev->bytes_n : 0;
    size_t next = p->next, end = p->end;
    nni_pb m, entry;
    int r = 1;
    while (r >= 0 && (next < end || end < all)) {
        const int inside = next < end;
        nni_pb_open(&m, ev->bytes + next, (inside ? end : all) - next);
        r = nni_pb_next(&m);
        if (r < 0) break;
        next = (size_t)(m.p - ev->bytes);
        if (!inside) {
            end = next;
            if (m.field == 3 && m.type == 2) next -= m.n;
            continue;
        }
        if (m.field != 1 || m.type != 2) continue;
        memset(p, 0, sizeof *p);
        p->name = "";
        p->next = next;
        p->end = end;
        nni_pb_open(&entry, m.b, m.n);
        while ((r = nni_pb_next(&entry)) > 0) {
            if (entry.type != 2) continue;
            if (entry.field == 1) { p->name = (const char *)entry.b; p->name_n = entry.n; }
            if (entry.field == 2 && (r = nni_event_param_value(p, entry.b, entry.n)) < 0) break;
        }
        if (r == 0) return NN_OK;
    }
    memset(p, 0, sizeof *p);
    p->next = p->end = all;
    return r < 0 ? nn_error_set(err, NN_E_FORMAT, "damaged hparams") : NN_OK;
}
NN_DEF nn_status nn_events_read_from(nn_reader *r, nn_status (*each)(void *ctx, const nn_event *ev),
                                     void *ctx, uint64_t *good, nn_error *err)
{
    if (good) *good = 0;
    for (;;) {
        const unsigned char *p;
        size_t n, len;
        uint64_t at = nn_reader_tell(r), want;
        nni_pb m, sm;
        nn_event base;
        int k, any = 0;
        nn_status s = nn_reader_peek(r, 12, &p, &n, err);
        if (s != NN_OK) return s;
        if (n < 12) return NN_OK;                       /* the end, or a torn record */
        want = nni_le64(p);
        if (nni_le32(p + 8) != nni_crc_masked(p, 8))
            return nni_err_at(err, NN_E_FORMAT, nn_reader_name(r), at, "%s",
                              at ? "checksum of a record's length differs" : "not an event file");
        if (want > ((uint64_t)1 << 30))
            return nni_err_at(err, NN_E_LIMIT, nn_reader_name(r), at,
                              "a record of more than 1 GiB");
        len = (size_t)want;
        for (n = 0; n < len + 16; ) {  /* grow with what is there, not with what is claimed */
            size_t ask = n + ((size_t)1 << 20) < len + 16 ? n + ((size_t)1 << 20) : len + 16;
            if ((s = nn_reader_peek(r, ask, &p, &n, err)) != NN_OK) return s;
            if (n < ask) return NN_OK;
        }
        if (nni_le32(p + 12 + len) != nni_crc_masked(p + 12, len))
            return nni_err_at(err, NN_E_FORMAT, nn_reader_name(r), at,
                              "checksum of a record differs");
        memset(&base, 0, sizeof base);
        base.tag = base.plugin = "";
        nni_pb_open(&m, p + 12, len);
        while ((k = nni_pb_next(&m)) > 0) {             /* first what holds for all values of the event */
            if (m.field == 1 && m.type == 1) base.wall = nni_pb_f64(m.v);
            if (m.field == 2 && m.type == 0) base.step = m.v >> 63 ? -(int64_t)(~m.v) - 1 : (int64_t)m.v;
        }
        nni_pb_open(&m, p + 12, len);
        while (k == 0 && (k = nni_pb_next(&m)) > 0) {
            nn_event ev = base;
            k = 0;
            if (m.field == 3 && m.type == 2) {
                ev.kind = NN_EVENT_VERSION;
                ev.bytes = m.b;
                ev.bytes_n = m.n;
                any = 1;
                if (each && (s = each(ctx, &ev)) != NN_OK) return s;
            } else if (m.field == 5 && m.type == 2) {
                nni_pb_open(&sm, m.b, m.n);
                while ((k = nni_pb_next(&sm)) > 0) {
                    if (sm.field != 1 || sm.type != 2) continue;
                    ev = base;
                    if (nni_event_value(&ev, sm.b, sm.n) < 0) { k = -1; break; }
                    any = 1;
                    if (each && (s = each(ctx, &ev)) != NN_OK) return s;
                }
            }
        }
        if (k < 0) return nni_err_at(err, NN_E_FORMAT, nn_reader_name(r), at, "damaged event");
        if (!any && each && (s = each(ctx, &base)) != NN_OK) return s;
        nn_reader_take(r, len + 16);
        if (good) *good = nn_reader_tell(r);
    }
}
NN_DEF nn_status nn_events_read(const char *path, nn_status (*each)(void *ctx, const nn_event *ev),
                                void *ctx, const nn_file_opts *opts, nn_error *err)
{
    nn_reader *r;
    nn_status s = nn_reader_open(&r, path, opts, err);
    if (s != NN_OK) return s;
    s = nn_events_read_from(r, each, ctx, NULL, err);
    nn_reader_close(r);
    return s;
}
#endif /* NN_NO_EVENTS */

/* ---- [PNG] -------------------------------------------------------------- */
#ifndef NN_NO_PNG
NNI_FN unsigned char nni_paeth(unsigned a, unsigned b, unsigned c)
{
    int p = (int)a + (int)b - (int)c, pa = p - (int)a, pb = p - (int)b, pc = p - (int)c;
    if (pa < 0) pa = -pa;
    if (pb < 0) pb = -pb;
    if (pc < 0) pc = -pc;
    return (unsigned char)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}
NNI_FN nn_status nni_png_chunk(nn_buf *out, const char *type, const void *data, size_t n, nn_error *err)
{
    unsigned char h[8];
    nn_status s;
    if (n > 0x7FFFFFFF) return nn_error_set(err, NN_E_LIMIT, "nn_png_encode: a chunk of more than 2 GiB");
    nni_put_be32(h, (uint32_t)n);
    memcpy(h + 4, type, 4);
    s = nn_buf_put(out, h, 8, err);
    if (s == NN_OK) s = nn_buf_put(out, data, n, err);
    nni_put_be32(h, nn_crc32(nn_crc32(0, type, 4), data, n));
    return s == NN_OK ? nn_buf_put(out, h, 4, err) : s;
}
NN_DEF nn_status nn_png_encode(nn_buf *out, const nn_tensor *t, int level, nn_error *err)
{
    static const unsigned char color[5] = { 0, 0, 4, 2, 6 };
    size_t ch = t->ndim == 3 ? t->shape[2] : 1, w, h, row, had = out->len, y, i;
    unsigned char head[13], *work;
    const unsigned char *px = (const unsigned char *)t->data, *zero;
    nn_buf packed = NN_ZERO;
    nn_deflater *z = NULL;
    nn_status s;
    if (t->dtype != NN_U8 || t->ndim < 2 || t->ndim > 3 || ch < 1 || ch > 4)
        return nn_error_set(
            err, NN_E_ARG,
            "nn_png_encode: expected u8 [H,W] or [H,W,1..4], got %s with %zu dimensions",
            nn_dtype_name(t->dtype), t->ndim);
    h = t->shape[0];
    w = t->shape[1];
    if (h == 0 || w == 0)
        return nn_error_set(err, NN_E_ARG, "nn_png_encode: an image needs at least one pixel");
    if (w > NN_MAX_PNG_PIXELS / h)
        return nn_error_set(err, NN_E_LIMIT,
                        "nn_png_encode: expected at most %zu pixels, got %zu x %zu",
                        NN_MAX_PNG_PIXELS, w, h);
    row = w * ch;
    packed.alloc = out->alloc;
    /* five candidate lines with their filter bytes, and a line of zeros */
    work = (unsigned char *)nni_new(row * 6 + 5, 1, &out->alloc);
    if (!work) return nn_error_set(err, NN_E_NOMEM, "nn_png_encode: out of memory");
    zero = work + 5 * (row + 1);
    nni_put_be32(head, (uint32_t)w);
    nni_put_be32(head + 4, (uint32_t)h);
    head[8] = 8;
    head[9] = color[ch];
    head[10] = head[11] = head[12] = 0;
    s = nn_buf_put(out, "\x89PNG\r\n\x1a\n", 8, err);
    if (s == NN_OK) s = nni_png_chunk(out, "IHDR", head, 13, err);
    if (s == NN_OK) s = nn_deflater_open(&z, NN_DEFLATE_ZLIB, level, &out->alloc, err);
    for (y = 0; y < h && s == NN_OK; y++) {
        const unsigned char *x = px + y * row, *up = y ? x - row : zero;
        unsigned long best = ~0ul;
        unsigned pick = 0, f, k;
        /* as above (most lines of a plot): nothing beats Up's zeros but the zeros themselves */
        if (y && memcmp(x, up, row) == 0) {
            for (i = 0; i < row && x[i] == 0; i++) continue;
            pick = i < row ? 2 : 0;
            memset(work + pick * (row + 1), 0, row + 1);
            work[pick * (row + 1)] = (unsigned char)pick;
        } else for (k = 0; k < 5; k++) {                  /* the smallest sum, the first filter of equals; Up is tried first since it ends most others early */
            unsigned char *o;
            unsigned long sum = 0;
            f = k == 0 ? 2 : k <= 2 ? k - 1 : k;
            o = work + f * (row + 1);
            *o++ = (unsigned char)f;
            for (i = 0; i < row && sum <= best; i++) {
                unsigned a = i >= ch ? x[i - ch] : 0u, b = up[i], c = i >= ch ? up[i - ch] : 0u;
                unsigned v = x[i] - (f == 0 ? 0u :
                                     f == 1 ? a :
                                     f == 2 ? b :
                                     f == 3 ? (a + b) / 2 :
                                              (unsigned)nni_paeth(a, b, c));
                o[i] = (unsigned char)v;
                sum += o[i] < 128 ? o[i] : 256u - o[i];
            }
            if (sum < best || (sum == best && f < pick)) { best = sum; pick = f; }
        }
        s = nn_deflater_put(z, work + pick * (row + 1), row + 1, &packed, err);
    }
    if (s == NN_OK) s = nn_deflater_end(z, &packed, err);
    if (s == NN_OK) s = nni_png_chunk(out, "IDAT", packed.data, packed.len, err);
    if (s == NN_OK) s = nni_png_chunk(out, "IEND", "", 0, err);
    nn_deflater_close(z);
    nn_buf_free(&packed);
    nn_mem_free(work, row * 6 + 5, &out->alloc);
    if (s != NN_OK) out->len = had;
    return s;
}
NN_DEF nn_status nn_png_write(const char *path, const nn_tensor *t, int level,
                              const nn_file_opts *opts, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_status s;
    b.alloc = nni_alloc_of(opts);
    s = nn_png_encode(&b, t, level, err);
    if (s == NN_OK) s = nn_file_write(path, b.data, b.len, opts, err);
    nn_buf_free(&b);
    return s;
}
/* what the chunks of an image say; pal and trns point into the file */
typedef struct nni_png {
    size_t w, h;
    unsigned depth, color, ch;
    const unsigned char *pal, *trns;
    size_t pal_n, trns_n;                  /* colours, bytes */
} nni_png;
#define NNI_PNG_BAD(st, text) return nn_error_at(err, st, at, 0, 0, "nn_png_decode: byte %zu: %s", at, text)
/* the 13 bytes of IHDR, at byte `at` of the file */
NNI_FN nn_status nni_png_head(nni_png *g, const unsigned char *d, size_t len, size_t at, nn_error *err)
{
    static const unsigned char channels[7] = { 1, 0, 3, 1, 2, 0, 4 };
    if (g->w || len != 13) NNI_PNG_BAD(NN_E_FORMAT, "IHDR twice, or of the wrong length");
    g->w = nni_be32(d);
    g->h = nni_be32(d + 4);
    g->depth = d[8];
    g->color = d[9];
    g->ch = g->color < 7 ? channels[g->color] : 0;
    if (!g->w || !g->h || g->w > 0x7FFFFFFF || g->h > 0x7FFFFFFF)
        NNI_PNG_BAD(NN_E_FORMAT, "a width or height of 0 or beyond 2^31");
    if (!g->ch || d[10] || d[11] || d[12] > 1 ||
        !(g->depth == 8 || (g->depth == 16 && g->color != 3) ||
          ((g->depth == 1 || g->depth == 2 || g->depth == 4) && (g->color == 0 || g->color == 3))))
        NNI_PNG_BAD(NN_E_FORMAT, "no such colour type, depth, compression, filter or interlace method");
    if (d[12]) NNI_PNG_BAD(NN_E_UNSUPPORTED, "interlaced images are not supported");
    if (g->w > NN_MAX_PNG_PIXELS / g->h) NNI_PNG_BAD(NN_E_LIMIT, "more pixels than NN_MAX_PNG_PIXELS");
    return NN_OK;
}
/* the chunks: *g, and the packed image data in *z; *end: where they end */
NNI_FN nn_status nni_png_chunks(nni_png *g, nn_buf *z, const unsigned char *p, size_t n, size_t *end, nn_error *err)
{
    size_t at, len;
    int seen_idat = 0, idat_over = 0, ended = 0;
    nn_status s;
    for (at = 8; !ended; at += 12 + len) {
        const unsigned char *c = p + at, *d = c + 8;
        if (n - at < 12) NNI_PNG_BAD(NN_E_FORMAT, "cut short");
        len = nni_be32(c);
        if (len > 0x7FFFFFFF || len > n - at - 12) NNI_PNG_BAD(NN_E_FORMAT, "a chunk longer than the file");
        if (nn_crc32(0, c + 4, len + 4) != nni_be32(d + len))
            NNI_PNG_BAD(NN_E_FORMAT, "checksum of a chunk differs");
        if (!g->w && memcmp(c + 4, "IHDR", 4) != 0) NNI_PNG_BAD(NN_E_FORMAT, "the first chunk is not IHDR");
        if (seen_idat && memcmp(c + 4, "IDAT", 4) != 0) idat_over = 1;
        if (memcmp(c + 4, "IHDR", 4) == 0) {
            if ((s = nni_png_head(g, d, len, at, err)) != NN_OK) return s;
        } else if (memcmp(c + 4, "PLTE", 4) == 0) {
            if (g->pal || seen_idat || len == 0 || len % 3 || len > 768 || g->color == 0 || g->color == 4)
                NNI_PNG_BAD(NN_E_FORMAT, "palette out of place");
            g->pal = d;
            g->pal_n = len / 3;
        } else if (memcmp(c + 4, "tRNS", 4) == 0) {
            const int fits = g->color == 3 ? g->pal && len <= g->pal_n :
                             g->color == 0 ? len == 2 : g->color == 2 && len == 6;
            if (g->trns || seen_idat || !fits) NNI_PNG_BAD(NN_E_FORMAT, "transparency out of place");
            g->trns = d;
            g->trns_n = len;
        } else if (memcmp(c + 4, "IDAT", 4) == 0) {
            if (idat_over) NNI_PNG_BAD(NN_E_FORMAT, "image data in two places");
            seen_idat = 1;
            if ((s = nn_buf_put(z, d, len, err)) != NN_OK) return s;
        } else if (memcmp(c + 4, "IEND", 4) == 0) {
            if (len) NNI_PNG_BAD(NN_E_FORMAT, "IEND is not empty");
            ended = 1;
        } else if (!(c[4] & 0x20)) NNI_PNG_BAD(NN_E_UNSUPPORTED, "an unknown critical chunk");
    }
    *end = at;
    if (at != n) NNI_PNG_BAD(NN_E_FORMAT, "bytes follow the image");
    if (g->color == 3 && !g->pal) NNI_PNG_BAD(NN_E_FORMAT, "no palette");
    if (!seen_idat) NNI_PNG_BAD(NN_E_FORMAT, "no image data");
    return NN_OK;
}
/* h lines of a filter byte and `line` bytes, in place; bpp: bytes between a pixel and the one on its left */
NNI_FN nn_status nni_png_unfilter(unsigned char *px, size_t h, size_t line, size_t bpp, const nn_alloc *a,
                                  nn_error *err)
{
    unsigned char *zero_line = (unsigned char *)nni_new(line, 1, a);
    size_t y, i;
    nn_status s = NN_OK;
    if (!zero_line) return nn_error_set(err, NN_E_NOMEM, "nn_png_decode: out of memory");
    for (y = 0; y < h && s == NN_OK; y++) {
        unsigned char *r = px + y * (line + 1) + 1, *up = y ? r - line - 1 : zero_line;
        switch (r[-1]) {
        case 0: break;
        case 1: for (i = bpp; i < line; i++) r[i] = (unsigned char)(r[i] + r[i - bpp]); break;
        case 2: for (i = 0; i < line; i++) r[i] = (unsigned char)(r[i] + up[i]); break;
        case 3:
            for (i = 0; i < line; i++)
                r[i] = (unsigned char)(r[i] + ((i >= bpp ? r[i - bpp] : 0u) + up[i]) / 2);
            break;
        case 4:
            for (i = 0; i < bpp; i++) r[i] = (unsigned char)(r[i] + up[i]);
            for (; i < line; i++) r[i] = (unsigned char)(r[i] + nni_paeth(r[i - bpp], up[i], up[i - bpp]));
            break;
        default:
            s = nn_error_at(err, NN_E_FORMAT, 0, 0, 0,
                            "nn_png_decode: line %zu has filter %d, expected 0 to 4", y, r[-1]);
            break;
        }
    }
    nn_mem_free(zero_line, line, a);
    return s;
}
/* the pixels of unfiltered lines into *t: palette, depth and transparency made out */
NNI_FN nn_status nni_png_pixels(const nni_png *g, const unsigned char *px, size_t line, nn_tensor *t, nn_error *err)
{
    const unsigned char *trns = g->trns;
    const unsigned depth = g->depth, max = (1u << (depth < 8 ? depth : 8)) - 1;
    const size_t ch = g->ch, out_ch = t->shape[2];
    unsigned char *o = (unsigned char *)t->data;
    size_t x, y, k;
    for (y = 0; y < g->h; y++) {
        const unsigned char *r = px + y * (line + 1) + 1;
        if (depth == 8 && g->color != 3 && !trns) { memcpy(o, r, line); o += line; continue; }
        for (x = 0; x < g->w; x++) {
            unsigned v[4];
            int clear;
            for (k = 0; k < ch; k++) {
                size_t bit = (x * ch + k) * depth;
                v[k] = depth == 16 ? (unsigned)r[2 * (x * ch + k)] << 8 | r[2 * (x * ch + k) + 1] :
                                     (unsigned)r[bit / 8] >> (8 - depth - bit % 8) & max;
            }
            if (g->color == 3) {
                if (v[0] >= g->pal_n)
                    return nn_error_set(err, NN_E_FORMAT,
                                        "nn_png_decode: pixel %zu,%zu uses colour %u of a palette of %zu",
                                        x, y, v[0], g->pal_n);
                for (k = 0; k < 3; k++) *o++ = g->pal[3 * v[0] + k];
                if (trns) *o++ = v[0] < g->trns_n ? trns[v[0]] : 255;
                continue;
            }
            for (k = 0, clear = trns != NULL; k < ch; k++)
                if (trns && v[k] != ((unsigned)trns[2 * k] << 8 | trns[2 * k + 1])) clear = 0;
            for (k = 0; k < out_ch; k++) {
                unsigned q = k < ch      ? (depth < 8 ? v[k] * 255 / max : v[k]) :
                             clear       ? 0 :
                             depth == 16 ? 65535u :
                                           255u;
                if (depth == 16) {
                    uint16_t q16 = (uint16_t)q;
                    memcpy(o, &q16, 2);
                    o += 2;
                } else *o++ = (unsigned char)q;
            }
        }
    }
    return NN_OK;
}
/* the lines of the image, unpacked, into *px */
NNI_FN nn_status nni_png_unpack(const nni_png *g, nn_buf *px, const nn_buf *z, size_t at, nn_error *err)
{
    const size_t bits = (size_t)g->ch * g->depth;
    const uint64_t all = (((uint64_t)g->w * bits + 7) / 8 + 1) * g->h;  /* below 2^34: size_t may not hold it */
    nn_status s;
    if (all / 1032 > z->len) NNI_PNG_BAD(NN_E_FORMAT, "too little image data for its size");
    if (all > SIZE_MAX / 2) NNI_PNG_BAD(NN_E_NOMEM, "larger than memory");
    if ((s = nn_inflate(px, z->data, z->len, NN_DEFLATE_ZLIB, (size_t)all, NULL, err)) != NN_OK) return s;
    if (px->len != (size_t)all) NNI_PNG_BAD(NN_E_FORMAT, "too little image data for its size");
    return nni_png_unfilter(px->data, g->h, px->len / g->h - 1, bits / 8 ? bits / 8 : 1, &px->alloc, err);
}
#undef NNI_PNG_BAD
NN_DEF nn_status nn_png_decode(nn_tensor *image, const void *data, size_t n, const nn_alloc *alloc,
                               nn_error *err)
{
    const unsigned char *p = (const unsigned char *)data;
    nni_png g;
    nn_buf z = NN_ZERO, px = NN_ZERO;
    nn_tensor t = NN_ZERO;
    size_t end = 0, shape[3];
    nn_status s;
    if (n < 8 || memcmp(p, "\x89PNG\r\n\x1a\n", 8) != 0)
        return nn_error_at(err, NN_E_FORMAT, 0, 0, 0, "nn_png_decode: byte 0: not a PNG image");
    memset(&g, 0, sizeof g);
    if (alloc) z.alloc = px.alloc = *alloc;
    s = nni_png_chunks(&g, &z, p, n, &end, err);
    if (s == NN_OK) s = nni_png_unpack(&g, &px, &z, end, err);
    shape[0] = g.h;
    shape[1] = g.w;
    shape[2] = g.ch;
    if (g.color == 3) shape[2] = g.trns ? 4 : 3;
    else if (g.trns) shape[2]++;                        /* grey or RGB, nothing else has it */
    if (s == NN_OK) s = nn_tensor_raw(&t, g.depth == 16 ? NN_U16 : NN_U8, 0, 3, shape, alloc, err);
    if (s == NN_OK) s = nni_png_pixels(&g, px.data, px.len / g.h - 1, &t, err);
    if (s == NN_OK) *image = t;
    else nn_tensor_free(&t);
    nn_buf_free(&z);
    nn_buf_free(&px);
    return s;
}
NN_DEF nn_status nn_png_read(nn_tensor *image, const char *path, const nn_file_opts *opts, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    if (opts) o = *opts;
    o.raw = 1;
    b.alloc = o.alloc;
    s = nn_file_read(&b, path, &o, err);
    if (s == NN_OK)
        s = nni_fail_in(err, nn_png_decode(image, b.data, b.len, &o.alloc, err),
                        o.name ? o.name : path);
    nn_buf_free(&b);
    return s;
}
#endif /* NN_NO_PNG */

#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_FMT_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
