/* nn_tensor.h - v0.1.0 - the ground floor of the nn suite, in plain C99
 *
 * DOES      Status codes and error details, allocator hooks, an arena, the one array type of the suite (nn_tensor),
 *           the ordered dictionary of named tensors (nn_dict), random streams, CPU dispatch, vector math, matrix
 *           products with epilogues, small dense linear algebra, quantizers.
 * DOES NOT  Read files (nn_fmt.h), know networks (nn_mlp.h), print, exit, or keep global state.
 * NEEDS     A C99 or C++11 compiler, libc and -lm. OpenMP is used when the compiler offers it.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_tensor.h"
 *           and everywhere else only the #include.
 * QUICK START
 *     nn_tensor x = NN_ZERO;
 *     nn_error  e = NN_ZERO;
 *     if (nn_tensor_make2(&x, NN_F32, 2, 3, NULL, &e) != NN_OK) return 1;   e.msg says why
 *     nn_f32(&x)[0] = 1.0f;                                                 row-major, zeroed
 *     nn_tensor_free(&x);
 * OPTIONS   NN_STATIC            private copy, every function static (define before the file's first include)
 *           NN_ASSERT(c)         default assert(c); programmer errors only
 *           NN_NO_HUGE_PAGES     large blocks from libc ask for no huge pages (Linux)
 *           NN_ARENA_EXACT       arenas take each piece from the hook by itself: for tests
 *           NN_TENSOR_SELF       this file's own name, quoted, where a renamed copy meets a compiler without
 *                                __FILE_NAME__ (before gcc 12, clang 9; tcc)
 *           NN_NO_SIMD           plain C alone: no vector kernels in any header, a fraction of the speed
 *           NN_NO_AVX512         x86-64: no AVX-512 kernels; AVX2 and plain C stay
 *           NN_NO_LINALG         leaves [LINALG] out; nn_train.h and nn_sig.h stand on it
 *           NN_ALLOW_FAST_MATH   compile under -ffast-math at your own risk: results then depend on the compiler
 * SECTIONS  search for [STATUS] [ALLOC] [TENSOR] [DICT] [ISA] [ACT] [UPDATE] [GEMM] [MATH] [RNG] [LINALG] [QUANT]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_TENSOR_H_INCLUDED
#define NN_TENSOR_H_INCLUDED

#include <float.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define NN_VERSION "0.1.0"
/* For the preprocessor: 10000 major + 100 minor + a count that rises whenever names change that the
 * headers share among themselves. Each header carries the number and refuses one that stands on
 * another: take all nn_*.h from one place. */
#define NN_VERSION_NUM 101

/* Arithmetic that changes results. gcc tells the single parts of -ffast-math; clang and tcc tell none
 * of those. 16: as 0, and _Float16, which is not used here, keeps its own precision too. */
#ifndef NN_ALLOW_FAST_MATH
#if defined(__FAST_MATH__) || defined(_M_FP_FAST) || defined(__ASSOCIATIVE_MATH__) ||                \
    defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__) ||                                  \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0)
#error "nn: -ffast-math, or one of -fassociative-math -freciprocal-math -fno-signed-zeros -ffinite-math-only \
(MSVC: /fp:fast), breaks 'one seed, one result'; drop it, or define NN_ALLOW_FAST_MATH and live without the promise"
#elif defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "nn: float is computed in a wider type (FLT_EVAL_METHOD): x86 in 32 bits wants \
-msse2 -mfpmath=sse, s390x -std=gnu99; or define NN_ALLOW_FAST_MATH and live without the promise"
#endif
#endif

/* NN_UNUSED: a static function that may stay without a caller. NN_PRINTF(f, a): argument f is a
 * printf format, the values begin at argument a; the compiler checks them. */
#if defined(__GNUC__) || defined(__clang__)
#define NN_UNUSED __attribute__((unused))
#if defined(__MINGW32__) && !defined(__clang__)      /* its printf is Microsoft's, to the warning */
#define NN_PRINTF(f, a) __attribute__((format(gnu_printf, f, a)))
#else
#define NN_PRINTF(f, a) __attribute__((format(printf, f, a)))
#endif
#else
#define NN_UNUSED
#define NN_PRINTF(f, a)
#endif

/* NN_DEF stands before every public function, NNI_FN before every private one. */
#ifndef NN_DEF
#ifdef NN_STATIC
#define NN_DEF static NN_UNUSED
#else
#define NN_DEF extern
#endif
#endif
#define NNI_FN static NN_UNUSED

/* NN_ZERO initialises any public struct: every field 0, which always means "default". */
#ifdef __cplusplus
#define NN_ZERO {}
#else
#define NN_ZERO {0}
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [STATUS] what every function that can fail returns ================= */
/* 0 is success, every failure is negative. */
typedef enum nn_status {
    NN_OK            =  0,
    NN_E_ARG         = -1,   /* caller broke a documented rule                 */
    NN_E_NOMEM       = -2,   /* allocator said no, or a size would overflow    */
    NN_E_IO          = -3,   /* open/read/write failed                         */
    NN_E_FORMAT      = -4,   /* input is not what it claims: a short .npy      */
    NN_E_UNSUPPORTED = -5,   /* valid, but not ours to read: dtype '>f8'       */
    NN_E_LIMIT       = -6,   /* valid, but above a NN_MAX_* bound              */
    NN_E_NONFINITE   = -7,   /* training met NaN or Inf                        */
    NN_E_STOPPED     = -8    /* a callback of the caller asked to stop         */
} nn_status;

/* Details of a failure. Caller-owned, so threads never share one; every function takes a pointer
 * that may be NULL.
 * Written only on failure. msg reads "where: what, expected, got", lower case, no full stop. */
typedef struct nn_error {
    nn_status status;
    size_t    offset, line, col;   /* byte from 0; line and column from 1; line 0 = not applicable */
    char      msg[192];            /* always terminated; long names are cut in the middle with "..." */
} nn_error;

/* nn_status_name: "NN_OK", "NN_E_ARG", ...; "NN_E_?" for a value that is none of them. Never NULL. */
NN_DEF const char *nn_status_name(nn_status s);

/* nn_error_set: fills *err (may be NULL) and returns s, so that failing reads
 *     return nn_error_set(err, NN_E_ARG, "my_function: expected 3 columns, got %zu", n);
 * Control characters and bytes that are not UTF-8 become '?' in msg: names out of files end up
 * there, and msg on terminals. nn_error_at: the same with the place; nn_error_setv: with a va_list. */
NN_DEF nn_status nn_error_set(nn_error *err, nn_status s, const char *fmt, ...) NN_PRINTF(3, 4);
NN_DEF nn_status nn_error_at(nn_error *err, nn_status s, size_t offset, size_t line, size_t col,
                             const char *fmt, ...) NN_PRINTF(6, 7);
NN_DEF nn_status nn_error_setv(nn_error *err, nn_status s, size_t offset, size_t line, size_t col,
                               const char *fmt, va_list args) NN_PRINTF(6, 0);

/* nn_size_mul, nn_size_add: *out = a * b, a + b; 1 = fine, 0 = would overflow (*out untouched). */
NN_DEF int nn_size_mul(size_t a, size_t b, size_t *out);
NN_DEF int nn_size_add(size_t a, size_t b, size_t *out);

/* nn_utf8_put: code point c as UTF-8 (RFC 3629); the bytes written, 1 to 4, or 0 for what is not a
 * Unicode scalar value. nn_utf8_get: one code point from n > 0 bytes; the bytes taken, or 0 when
 * they are not UTF-8 (overlong, surrogate, cut short). */
NN_DEF size_t nn_utf8_put(char out[4], uint32_t c);
NN_DEF size_t nn_utf8_get(const char *s, size_t n, uint32_t *c);

/* nn_version: NN_VERSION_NUM of the implementation that is linked. */
NN_DEF int nn_version(void);

/* For code that calls into the suite and wants the same promise for its own arithmetic and threads.
 * NN_FP_BEGIN ... NN_FP_END, at file scope around functions: no compiler may fuse a product and a sum on
 * its own in between (wanted fusions are written as fma). gcc honours the option at every -O, also for
 * intrinsics; clang takes the standard pragma. */
#if defined(__clang__)
#define NN_FP_BEGIN _Pragma("STDC FP_CONTRACT OFF")
#define NN_FP_END   _Pragma("STDC FP_CONTRACT DEFAULT")
#elif defined(__GNUC__) && !defined(__TINYC__)
#define NN_FP_BEGIN _Pragma("GCC push_options") _Pragma("GCC optimize(\"fp-contract=off\")")
#define NN_FP_END   _Pragma("GCC pop_options")
#else
#define NN_FP_BEGIN
#define NN_FP_END
#endif
/* NN_OMP(parallel for): an OpenMP pragma that vanishes where OpenMP is off. */
#ifdef _OPENMP
#define NNI_PRAGMA(x) _Pragma(#x)
#define NN_OMP(x) NNI_PRAGMA(omp x)
#else
#define NN_OMP(x)
#endif

/* ==== [ALLOC] where memory comes from ==================================== */
/* All three functions, or none (all zero = libc malloc, realloc, free; on Linux blocks of 2 MiB and
 * more then ask for huge pages, unless NN_NO_HUGE_PAGES is defined). `size` passed to release is
 * the size that was asked for. Hooks must be safe to call from the threads that call the library.
 * Alignment is the library's to add. */
typedef struct nn_alloc {
    void *(*alloc)  (size_t size, void *user);
    void *(*resize) (void *p, size_t old_size, size_t new_size, void *user);
    void  (*release)(void *p, size_t size, void *user);
    void   *user;
} nn_alloc;

/* nn_mem_alloc: `size` bytes aligned to 64, not zeroed; NULL when the hook fails, when size is 0 or
 * too large.
 * Free with nn_mem_free and the same hooks; a may be NULL (libc). nn_mem_free(NULL, ...) does nothing. */
NN_DEF void *nn_mem_alloc(size_t size, const nn_alloc *a);
NN_DEF void  nn_mem_free(void *p, size_t size, const nn_alloc *a);
/* nn_mem_resize: as realloc, keeps min(old, new) bytes and the alignment of 64; on failure NULL and
 * p stays valid. */
NN_DEF void *nn_mem_resize(void *p, size_t old_size, size_t new_size, const nn_alloc *a);

/* An arena: many small allocations, freed together. Zero it, set alloc if wanted, use it, nn_arena_free it.
 * limit (bytes, 0 = none) bounds what it takes from the hook in all; beyond it nn_arena_get returns
 * NULL. */
typedef struct nn_arena_block nn_arena_block;
typedef struct nn_arena {
    nn_arena_block *head;
    size_t          total, limit;
    nn_alloc        alloc;
    int             at_limit;   /* after a NULL: 1 = the limit said no, 0 = the hook did */
} nn_arena;
/* nn_arena_get: size bytes (0 counts as 1) aligned to 16, not zeroed; NULL when memory or limit is
 * exhausted. */
NN_DEF void *nn_arena_get(nn_arena *a, size_t size);
NN_DEF void  nn_arena_free(nn_arena *a);

/* ==== [TENSOR] the one array type ======================================== */
#define NN_MAX_DIMS 8

/* Element types. Text types have a width of their own per tensor; complex ones are stored and
 * converted, not computed with. */
/* One row per type: value, name, NumPy's and PyTorch's word; bytes of an element (0: a tensor's own),
 * bytes that are turned together in the other byte order, kind (1 float, 2 signed, 3 unsigned, 4
 * complex, 0 text); NumPy's code, safetensors' code and place in its order, PyTorch's storage ("" =
 * has none). Sizes, names, choices and the codes of every reader and writer come from here. */
#define NN_DTYPE_NUMBERS(FIRST, NEXT)                                                             \
    FIRST(NN_F32, "f32", "float32", 4, 4, 1, "f4", "F32", 10, "FloatStorage") /* IEEE binary32 */ \
    NEXT(NN_F64, "f64", "float64", 8, 8, 1, "f8", "F64", 12, "DoubleStorage") /* and 64, 16 */    \
    NEXT(NN_F16, "f16", "float16", 2, 2, 1, "f2", "F16", 6, "HalfStorage")                        \
    NEXT(NN_BF16, "bf16", "bfloat16", 2, 2, 1, "", "BF16", 7, "BFloat16Storage") /* bfloat16 */   \
    NEXT(NN_I8, "i8", "int8", 1, 1, 2, "i1", "I8", 3, "CharStorage") /* two's complement */       \
    NEXT(NN_I16, "i16", "int16", 2, 2, 2, "i2", "I16", 4, "ShortStorage")                         \
    NEXT(NN_I32, "i32", "int32", 4, 4, 2, "i4", "I32", 8, "IntStorage")                           \
    NEXT(NN_I64, "i64", "int64", 8, 8, 2, "i8", "I64", 13, "LongStorage")                         \
    NEXT(NN_U8, "u8", "uint8", 1, 1, 3, "u1", "U8", 2, "ByteStorage")                             \
    NEXT(NN_U16, "u16", "uint16", 2, 2, 3, "u2", "U16", 5, "")                                    \
    NEXT(NN_U32, "u32", "uint32", 4, 4, 3, "u4", "U32", 9, "")                                    \
    NEXT(NN_U64, "u64", "uint64", 8, 8, 3, "u8", "U64", 14, "")                                   \
    NEXT(NN_BOOL, "bool", "bool", 1, 1, 3, "b1", "BOOL", 1, "BoolStorage") /* a byte, 0 or 1 */
#define NN_DTYPE_LIST(FIRST, NEXT)                                                                \
    NN_DTYPE_NUMBERS(FIRST, NEXT)                                                                 \
    NEXT(NN_C64, "c64", "complex64", 8, 4, 4, "c8", "C64", 11, "ComplexFloatStorage") /* (re, im) */ \
    NEXT(NN_C128, "c128", "complex128", 16, 8, 4, "c16", "", 0, "ComplexDoubleStorage")           \
    NEXT(NN_UCS4, "ucs4", "str", 0, 4, 0, "U", "", 0, "") /* code points, NUL-padded */           \
    NEXT(NN_BYTES, "bytes", "bytes", 0, 1, 0, "S", "", 0, "") /* fixed width, NUL-padded */
#define NN_LIST_VALUE(value, ...) value,
#define NN_LIST_ONE(value, ...) + 1
#define NN_LIST_NAME(value, name, ...) name
#define NN_LIST_OR_NAME(value, name, ...) "|" name
/* "f32|f64|...|bool" */
#define NN_DTYPE_CHOICES NN_DTYPE_NUMBERS(NN_LIST_NAME, NN_LIST_OR_NAME)
typedef enum nn_dtype {
    NN_DTYPE_NONE = 0,
    NN_DTYPE_LIST(NN_LIST_VALUE, NN_LIST_VALUE)
} nn_dtype;
enum { NN_DTYPE_END = 1 NN_DTYPE_LIST(NN_LIST_ONE, NN_LIST_ONE) };        /* behind the last */

/* A contiguous row-major array in native byte order. shape[0..ndim-1]; ndim 0 = one scalar; any
 * size may be 0.
 * itemsize is the width of one element in bytes (4n for text of n code points).
 * capacity > 0: data is owned, nn_tensor_free releases it through alloc. capacity 0: data is borrowed. */
typedef struct nn_tensor {
    void    *data;                 /* aligned to 64 when owned, to the item's own size always      */
    size_t   shape[NN_MAX_DIMS];
    size_t   ndim;
    size_t   itemsize;
    size_t   capacity;             /* bytes owned; 0 = a view, somebody else frees                 */
    nn_dtype dtype;
    nn_alloc alloc;
} nn_tensor;

/* nn_dtype_size: bytes of one element; 0 for NN_DTYPE_NONE, NN_UCS4 and NN_BYTES (their width is a
 * tensor's own). nn_dtype_unit: bytes that are turned together in the other byte order, and aligned. */
NN_DEF size_t nn_dtype_size(nn_dtype t);
NN_DEF size_t nn_dtype_unit(nn_dtype t);
/* nn_dtype_name: "f32", "i64", "bool", "c64", "ucs4", ...; never NULL. nn_dtype_parse: the reverse,
 * also NumPy's and PyTorch's words ("float32", "int64", "bfloat16"); NN_DTYPE_NONE when unknown. */
NN_DEF const char *nn_dtype_name(nn_dtype t);
NN_DEF nn_dtype nn_dtype_parse(const char *name);

/* nn_tensor_make: a new zeroed array; *t must be zeroed or freed before (its old content is not released).
 *   shape [ndim] in; ndim <= NN_MAX_DIMS;  alloc NULL = libc
 * NN_E_ARG for a bad dtype (text goes through nn_tensor_make_text), NN_E_LIMIT for too many
 * dimensions, NN_E_NOMEM. On failure *t is untouched. */
NN_DEF nn_status nn_tensor_make(nn_tensor *t, nn_dtype dtype, size_t ndim, const size_t *shape,
                                const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_tensor_make1(nn_tensor *t, nn_dtype dtype, size_t n, const nn_alloc *alloc,
                                 nn_error *err);
NN_DEF nn_status nn_tensor_make2(nn_tensor *t, nn_dtype dtype, size_t rows, size_t cols,
                                 const nn_alloc *alloc, nn_error *err);
/* nn_tensor_make_text: dtype NN_UCS4 (width in code points) or NN_BYTES (width in bytes); width 0
 * is allowed. */
NN_DEF nn_status nn_tensor_make_text(nn_tensor *t, nn_dtype dtype, size_t width, size_t ndim,
                                     const size_t *shape, const nn_alloc *alloc, nn_error *err);
/* nn_tensor_raw: the same, but not zeroed: for readers and generators that write every byte once.
 * width: text only, else 0. */
NN_DEF nn_status nn_tensor_raw(nn_tensor *t, nn_dtype dtype, size_t width, size_t ndim,
                               const size_t *shape, const nn_alloc *alloc, nn_error *err);
/* nn_tensor_view: borrow memory of the caller's as a tensor; nothing is copied, nn_tensor_free will
 * not release it. */
NN_DEF nn_tensor nn_tensor_view(void *data, nn_dtype dtype, size_t ndim, const size_t *shape);
/* nn_tensor_rows: view of rows [first, first + n) of t (ndim >= 1); NN_E_ARG when out of range. */
NN_DEF nn_status nn_tensor_rows(nn_tensor *view, const nn_tensor *t, size_t first, size_t n, nn_error *err);
/* nn_tensor_copy: a new owned copy of src. */
NN_DEF nn_status nn_tensor_copy(nn_tensor *t, const nn_tensor *src, const nn_alloc *alloc, nn_error *err);
/* nn_tensor_reshape: same elements, new shape; NN_E_ARG when the counts differ. */
NN_DEF nn_status nn_tensor_reshape(nn_tensor *t, size_t ndim, const size_t *shape, nn_error *err);
/* nn_tensor_free: release what is owned and zero the struct. Freeing a zeroed tensor or a view is fine. */
NN_DEF void nn_tensor_free(nn_tensor *t);
/* nn_tensor_count: number of elements (1 for a scalar, 0 for a zeroed struct). nn_tensor_bytes:
 * count * itemsize. */
NN_DEF size_t nn_tensor_count(const nn_tensor *t);
NN_DEF size_t nn_tensor_bytes(const nn_tensor *t);
/* nn_tensor_text: element i of a text tensor as UTF-8 into buf (always terminated when cap > 0); returns
 * the length needed without the NUL, as snprintf does. Bytes of NN_BYTES are copied as they are. */
NN_DEF size_t nn_tensor_text(const nn_tensor *t, size_t i, char *buf, size_t cap);
/* nn_tensor_scalar_text / _f64 / _i64: a 0-d array holding a UTF-8 string (as UCS4), a double, an
 * integer. Invalid UTF-8 is NN_E_ARG. */
NN_DEF nn_status nn_tensor_scalar_text(nn_tensor *t, const char *utf8, const nn_alloc *alloc,
                                       nn_error *err);
NN_DEF nn_status nn_tensor_scalar_f64(nn_tensor *t, double v, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_tensor_scalar_i64(nn_tensor *t, int64_t v, const nn_alloc *alloc, nn_error *err);

/* Typed pointers to the first element. The caller knows the dtype; NN_ASSERT checks it. */
NN_DEF float   *nn_f32(const nn_tensor *t);
NN_DEF double  *nn_f64(const nn_tensor *t);
NN_DEF int64_t *nn_i64(const nn_tensor *t);
NN_DEF uint8_t *nn_u8 (const nn_tensor *t);

/* ==== [DICT] ordered name -> tensor ====================================== */
/* What every checkpoint reader returns and every model loads from. Order is insertion order; names
 * are unique. */
typedef struct nn_dict_item { char *name; nn_tensor value; } nn_dict_item;
typedef struct nni_hash { uint32_t hash, at; } nni_hash;       /* at: position + 1, 0 = free */
typedef struct nni_hashes { nni_hash *slot; size_t room; } nni_hashes;
typedef struct nn_dict {
    nn_dict_item *items;           /* [count]                                                      */
    size_t        count, room;
    nn_alloc      alloc;           /* for names and the table; the tensors carry their own         */
    nni_hashes    index;           /* of the names, from the 32nd on                               */
} nn_dict;
/* nn_dict_put: *t moves into the dict (and is zeroed); an equal name is replaced in place. On
 * failure *t stays the caller's. */
NN_DEF nn_status nn_dict_put(nn_dict *d, const char *name, nn_tensor *t, nn_error *err);
/* nn_dict_get: the tensor of that name, owned by the dict, or NULL. */
NN_DEF nn_tensor *nn_dict_get(const nn_dict *d, const char *name);
/* nn_dict_remove: 1 when there was one, 0 when not; the order of the others stays. */
NN_DEF int nn_dict_remove(nn_dict *d, const char *name);
/* nn_dict_reindex: call it after items were put into another order or renamed by hand. */
NN_DEF nn_status nn_dict_reindex(nn_dict *d, nn_error *err);
NN_DEF void nn_dict_free(nn_dict *d);

/* ==== [ISA] which kernels run, how many threads ========================== */
/* nn_isa_name: "ref", "avx2", "avx512" or "neon": the best that the compiler built, the CPU has and
 * the system saves; the environment variable NN_ISA lowers the choice (it never raises it). Every
 * path gives the same bits. */
NN_DEF const char *nn_isa_name(void);
/* nn_thread_count: threads that a call with `threads = wanted` may use: wanted <= 0 = all that OpenMP
 * offers; 1 without OpenMP and inside a parallel region. */
NN_DEF int nn_thread_count(int wanted);
/* nn_denormals_ok: 1 when this thread computes with denormals, as every promise of the suite
 * assumes; 0 when somebody (a library linked with -ffast-math, say) switched on flush-to-zero or
 * denormals-are-zero. */
NN_DEF int nn_denormals_ok(void);
/* nn_arithmetic_check: NN_OK when arithmetic rounds as every promise of the suite assumes, else
 * NN_E_UNSUPPORTED and "who: what is wrong": this thread rounds otherwise than to nearest or flushes
 * denormals (looked at in each call, some ns), or the compiler was let fuse, re-associate, multiply
 * by reciprocals, or take a poor sqrt (tried once a process: clang's single flags cannot be seen).
 * What trains, generates or factorises asks it first; products, forward passes, statistics and
 * what has no status do not. Always NN_OK under NN_ALLOW_FAST_MATH. */
NN_DEF nn_status nn_arithmetic_check(const char *who, nn_error *err);

/* ==== [ACT] activations ================================================== */
/* Elementwise activations, as PyTorch defines them. */
/* One row per activation: value, name, 1 where the derivative needs the input, formula. Names and
 * choices come from here; forward and derivative have a row in NNI_K(act_forward), act_backward. */
#define NN_ACT_LIST(FIRST, NEXT)                                                                  \
    FIRST(NN_ACT_RELU, "relu", 0, "x > 0 ? x : 0") /* +0; NaN stays NaN */                        \
    NEXT(NN_ACT_LEAKY_RELU, "leaky_relu", 0, "x > 0 ? x : slope x") /* act_param; 0 = 0.01 */     \
    NEXT(NN_ACT_GELU, "gelu", 1, "x/2 (1 + erf(x / sqrt 2))")                                     \
    NEXT(NN_ACT_GELU_TANH, "gelu_tanh", 1, "x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))")       \
    NEXT(NN_ACT_TANH, "tanh", 0, "tanh(x)")                                                       \
    NEXT(NN_ACT_SIGMOID, "sigmoid", 0, "1 / (1 + exp(-x))")                                       \
    NEXT(NN_ACT_SILU, "silu", 1, "x sigmoid(x)")
#define NN_ACT_CHOICES NN_ACT_LIST(NN_LIST_NAME, NN_LIST_OR_NAME)       /* "relu|leaky_relu|..." */
typedef enum nn_act {
    NN_ACT_DEFAULT = 0,    /* ReLU where a network is described; identity in an epilogue            */
    NN_ACT_LIST(NN_LIST_VALUE, NN_LIST_VALUE)
    NN_ACT_IDENTITY
} nn_act;
/* nn_act_name: "relu", "leaky_relu", "gelu", "gelu_tanh", ...; nn_act_parse: the reverse,
 * NN_ACT_DEFAULT when unknown. */
NN_DEF const char *nn_act_name(nn_act a);
NN_DEF nn_act nn_act_parse(const char *name);
/* nn_act_needs_input: 1 when the derivative needs the pre-activation (gelu, gelu_tanh, silu); 0
 * when the output is enough. */
NN_DEF int nn_act_needs_input(nn_act a);
/* nn_act_forward: y[i] = act(x[i]), n elements; y may be x. nn_act_backward: dx[i] = dy[i] act'(i),
 * where `saved` is the pre-activation if nn_act_needs_input(a), else the output; dx may be dy.
 * slope: leaky_relu only, 0 = 0.01. */
NN_DEF void nn_act_forward (float *y, const float *x, size_t n, nn_act a, float slope);
NN_DEF void nn_act_backward(float *dx, const float *dy, const float *saved, size_t n, nn_act a,
                            float slope);

/* ==== [UPDATE] one optimizer step over n weights, in PyTorch 2.x's order of arithmetic ==== */
/* One row per optimizer: value, name, what it has (below), then what 0 stands for in nn_optim_desc:
 * lr, beta2, weight_decay, and its formula: g gradient, p weight, m and v moments, t the step
 * (docs/numerics.md has every rounding). Names, choices, defaults, ranges and messages come from
 * here; the arithmetic has its row in NNI_K(update). */
#define NN_OPT_LIST(FIRST, NEXT)                                                                  \
    FIRST(NN_OPT_SGD, "sgd", NN_OPT_HAS_MOMENTUM | NN_OPT_HAS_NESTEROV, 1e-2, 0.99, 0.0,          \
          "m = mu m + (1 - damp) g; p -= lr m")                                                   \
    NEXT(NN_OPT_ADAM, "adam", NN_OPT_HAS_M | NN_OPT_HAS_V | NN_OPT_HAS_AMSGRAD, 1e-3, 0.999, 0.0, \
         "m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; "                                       \
         "p -= lr m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)")                                 \
    NEXT(NN_OPT_ADAMW, "adamw",                                                                   \
         NN_OPT_HAS_M | NN_OPT_HAS_V | NN_OPT_HAS_AMSGRAD | NN_OPT_DECOUPLED, 1e-3, 0.999, 1e-2,  \
         "p -= lr wd p; then adam")                                                               \
    NEXT(NN_OPT_RMSPROP, "rmsprop", NN_OPT_HAS_V | NN_OPT_HAS_MOMENTUM, 1e-2, 0.99, 0.0,          \
         "v = alpha v + (1 - alpha) g^2; p -= lr g / (sqrt(v) + eps)")                            \
    NEXT(NN_OPT_NADAM, "nadam", NN_OPT_HAS_M | NN_OPT_HAS_V, 2e-3, 0.999, 0.0,                    \
         "adam's m, v; b_t = b1 (1 - 0.96^(t/250) / 2); B_t = b_1 ... b_t; p -= lr ((1 - b_t) g " \
         "/ (1 - B_t) + b_(t+1) m / (1 - B_(t+1))) / (sqrt(v / (1 - b2^t)) + eps)")               \
    NEXT(NN_OPT_LION, "lion", NN_OPT_HAS_M | NN_OPT_DECOUPLED, 1e-4, 0.99, 0.0,                   \
         "p -= lr (sign(b1 m + (1 - b1) g) + wd p); m = b2 m + (1 - b2) g")
/* names of the rows that have it */
#define NN_OPT_WITH_MOMENTUM "sgd|rmsprop"
#define NN_OPT_WITH_AMSGRAD "adam|adamw"
/* "sgd|adam|...": row k is value k + 1 */
#define NN_OPT_CHOICES NN_OPT_LIST(NN_LIST_NAME, NN_LIST_OR_NAME)
typedef enum nn_opt {
    NN_OPT_DEFAULT = 0,               /* Adam */
    NN_OPT_LIST(NN_LIST_VALUE, NN_LIST_VALUE)
} nn_opt;
enum { NN_OPT_END = 1 NN_OPT_LIST(NN_LIST_ONE, NN_LIST_ONE) };            /* behind the last */
enum {
    NN_OPT_HAS_M = 1,                 /* first moments, beta1 and beta2 */
    NN_OPT_HAS_V = 2,                 /* second moments, beta2 (called alpha without first ones), eps */
    NN_OPT_HAS_MOMENTUM = 4,          /* a momentum buffer where momentum > 0 */
    NN_OPT_HAS_NESTEROV = 8,          /* and dampening */
    NN_OPT_HAS_AMSGRAD = 16,          /* may divide by the largest v so far instead of v */
    NN_OPT_DECOUPLED = 32             /* weight decay shrinks p; elsewhere wd p is added to g */
};
typedef struct nn_opt_traits {
    const char *name;
    unsigned has;
    double lr, beta2, weight_decay;
    const char *formula;
} nn_opt_traits;
/* nn_opt_get: the row of an optimizer; NULL when there is none of that value. */
NN_DEF const nn_opt_traits *nn_opt_get(nn_opt o);
/* Constants of one step t >= 1, the same for every weight; made by nn_update_make from double
 * hyper-parameters, each rounded to float where PyTorch does (docs/numerics.md has the order of the
 * arithmetic). */
typedef struct nn_update_desc {
    nn_opt kind;
    double lr;                        /* >= 0 */
    double momentum, dampening;       /* SGD, RMSprop (momentum only); literal */
    double beta1, beta2;              /* of rows with moments; literal; beta2 is RMSprop's alpha */
    double eps;                       /* literal */
    double weight_decay;              /* literal: 0 = none */
    int    nesterov;                  /* SGD */
    uint64_t t;                       /* step number, from 1 */
    size_t amsgrad;                   /* Adam, AdamW: floats from v[i] to the largest v so far, which
                                         is the caller's too; 0 = without */
} nn_update_desc;
typedef struct nn_update {
    nn_opt kind;
    int    nesterov, first, has_momentum, has_decay, wants_m, wants_v;
    float lr, momentum, one_minus_damp, one_minus_beta1, beta1, beta2, one_minus_beta2, eps,
        weight_decay, decay_factor;
    float  neg_step, sqrt_bc2, inv_bc2;   /* -(lr / (1 - beta1^t)), sqrt(1 - beta2^t), 1 / sqrt_bc2 */
    float  neg_grad, bc2;                 /* NAdam: the factor of g, 1 - beta2^t; neg_step is that of m */
    size_t amsgrad;
} nn_update;
/* nn_update_make: NN_E_ARG when t is 0, or a value is not finite or out of range (lr, eps,
 * weight_decay, momentum >= 0; beta1, beta2 in [0,1); nesterov wants momentum > 0 and no dampening). */
NN_DEF nn_status nn_update_make(nn_update *u, const nn_update_desc *d, nn_error *err);
/* nn_update_apply: p[i] moves by gradient g[i]; m and v are the moments (SGD: m = momentum buffer
 * or NULL, v unused;
 * RMSprop: v = square average, m = momentum buffer or NULL). n elements, elementwise, no reduction. */
NN_DEF void nn_update_apply(const nn_update *u, float *p, float *m, float *v, const float *g, size_t n);

/* ==== [GEMM] matrix products with epilogues ============================== */
/* C = epilogue(alpha op(A) op(B) + beta C), row-major; op(A) is [m,k], op(B) is [k,n], C is [m,n].
 * Each element is one chain acc = fma(a_k, b_k, acc) for k ascending from +0, then, each with one rounding:
 *   r = alpha acc (skipped at 1);  r = fma(beta, c, r) (skipped at 0, c not read);  r = r + bias[j];
 *   pre[i,j] = r (if asked);  r = act(r);  r = r * dact'(saved[i,j]);
 * so the bits depend on nothing but the numbers: not on tile, ISA, threads, leading dimensions or
 * the other rows. */
typedef struct nn_gemm_desc {
    size_t m, n, k;
    const float *a; size_t lda; int trans_a;     /* A is [m,k], or [k,m] when trans_a; ld = floats
                                                    between rows, 0 = packed */
    const float *b; size_t ldb; int trans_b;     /* B is [k,n], or [n,k] when trans_b  */
    float       *c; size_t ldc;                  /* [m,n]; must not overlap a, b  */
    float alpha;                                 /* 0 = 1  */
    float beta;                                  /* 0 = C is only written  */
    const float *bias;                           /* [n] or NULL  */
    nn_act act; float slope;                     /* NN_ACT_DEFAULT = none  */
    float *pre; size_t ldpre;                    /* [m,n] or NULL: the value before act  */
    nn_act dact;                                 /* NN_ACT_DEFAULT = none; else multiply by its
                                                    derivative at saved  */
    const float *saved; size_t ldsaved;          /* [m,n]: as nn_act_backward wants it  */
    const nn_update *update;                     /* not NULL: the result is the gradient of the
                                                    weights C, which are updated */
    float *update_m, *update_v;                  /*   in place with moments of C's layout (ldc);
                                                    beta must be 0, no act  */
    void *scratch; size_t scratch_bytes;         /* nn_gemm_scratch(...) bytes, or NULL: then
                                                    nn_gemm allocates when it packs */
    nn_alloc alloc;                              /* for that case */
    int threads;                                 /* 0 = all, when the product is large enough to
                                                    gain  */
} nn_gemm_desc;
NN_DEF nn_status nn_gemm(const nn_gemm_desc *d, nn_error *err);
NN_DEF size_t nn_gemm_scratch(const nn_gemm_desc *d);
/* nn_gemm_ref: the same by three plain loops, always compiled: the oracle. nn_gemm_f64: the double twin of
 * the product (alpha, beta; no epilogue), same chain rule; used where sums are long (regression, PCA). */
NN_DEF void nn_gemm_ref(const nn_gemm_desc *d);
NN_DEF nn_status nn_gemm_f64(size_t m, size_t n, size_t k, double alpha, const double *a,
                             size_t lda, int trans_a, const double *b, size_t ldb, int trans_b,
                             double beta, double *c, size_t ldc, int threads, nn_error *err);
/* nn_colsum: out[j] (+)= sum over rows i, ascending, of x[i,j]; one chain of additions per column
 * (bias gradients). */
NN_DEF void nn_colsum(float *out, const float *x, size_t rows, size_t cols, size_t ldx, int accumulate);

/* ==== [MATH] our own transcendentals: the same bits on every machine ===== */
/* Scalars: <= 1 ulp in double, <= 2 ulp in float, NaN in NaN out, IEEE limits. Arrays: y[i] =
 * f(x[i]), y may be x, the same bits as the scalars. */
NN_DEF double nn_exp(double x);
NN_DEF float nn_expf(float x);
NN_DEF void nn_vexpf(float *y, const float *x, size_t n);
NN_DEF double nn_log(double x);
NN_DEF float nn_logf(float x);
NN_DEF void nn_vlogf(float *y, const float *x, size_t n);
NN_DEF double nn_log1p(double x);
NN_DEF double nn_expm1(double x);
NN_DEF double nn_tanh(double x);
NN_DEF float nn_tanhf(float x);
NN_DEF void nn_vtanhf(float *y, const float *x, size_t n);
NN_DEF double nn_sigmoid(double x);
NN_DEF float nn_sigmoidf(float x);
NN_DEF void nn_vsigmoidf(float *y, const float *x, size_t n);
NN_DEF double nn_erf(double x);
NN_DEF float nn_erff(float x);
NN_DEF void nn_verff(float *y, const float *x, size_t n);
NN_DEF void nn_sincos(double x, double *s, double *c);
NN_DEF double nn_pow(double x, double y);
/* nn_student_t: the quantile t with P(|T| <= t) = level for df degrees of freedom; nn_student_cdf:
 * P(T <= t). Both by our own incomplete beta function, relative error below 1e-10. */
NN_DEF double nn_student_t(double level, double df);
NN_DEF double nn_student_cdf(double t, double df);
/* Reductions in the fixed order of docs/numerics.md (16 lanes, blocks of 4,096, tree 8-4-2-1). */
NN_DEF float nn_sum_f32(const float *x, size_t n);
NN_DEF double nn_sum_f64(const double *x, size_t n);
/* dot: the lane takes acc = fma(x, y, acc). */
NN_DEF float nn_dot_f32(const float *x, const float *y, size_t n);
NN_DEF double nn_dot_f64(const double *x, const double *y, size_t n);
NN_DEF double nn_sumsq_f32(const float *x, size_t n);   /* squares and sum in double: gradient norms */
/* nn_tensor_convert: a new owned tensor of another numeric dtype; round to nearest even; float ->
 * integer truncates toward zero and refuses what does not fit (NN_E_ARG names the element), complex
 * only to complex. */
NN_DEF nn_status nn_tensor_convert(nn_tensor *t, const nn_tensor *src, nn_dtype dtype,
                                   const nn_alloc *alloc, nn_error *err);
/* nn_tensor_get_f64: element i as a double (integers beyond 2^53 are rounded; text is 0). */
NN_DEF double nn_tensor_get_f64(const nn_tensor *t, size_t i);
NN_DEF float nn_f16_to_f32(uint16_t h);
NN_DEF uint16_t nn_f32_to_f16(float f);
NN_DEF float nn_bf16_to_f32(uint16_t h);
NN_DEF uint16_t nn_f32_to_bf16(float f);

/* ==== [RNG] random streams =============================================== */
/* The suite's own stream, Philox 4x32-10 (Salmon et al., SC 2011): keyed by (seed, stream, index),
 * so that example k can be made alone; docs/random.md fixes every derived draw. Streams are one
 * enum so that no two uses collide; the numbers never change once data is published. */
typedef enum nn_stream {
    NN_STREAM_USER = 0,      /* for callers                                   */
    NN_STREAM_INIT = 1,      /* initial weights; index = layer                */
    NN_STREAM_SHUFFLE = 2,   /* order of rows; index = epoch                  */
    NN_STREAM_DROPOUT = 3,   /* index = step * layers + layer                 */
    NN_STREAM_STRUCTURE = 4, /* generators: class structure                   */
    NN_STREAM_ROWS = 5,      /* generators: index = row                       */
    NN_STREAM_SPLIT = 6,     /* splits, folds                                 */
    NN_STREAM_PATTERN = 7,   /* pattern sequences; index = example            */
    NN_STREAM_MEMBER = 8,    /* train or held-out part of a sequence          */
    NN_STREAM_SUBJECT = 9,   /* subject models: architecture, corruption      */
    NN_STREAM_PROBE = 10,    /* signature (probe) sets                        */
    NN_STREAM_TASKVEC = 11,  /* DARE                                          */
    NN_STREAM_BOOTSTRAP = 12,
    NN_STREAM_META = 13,     /* meta-training: policy, tasks of an iteration  */
    NN_STREAM_FAIR = 14,     /* fair tasks; index = task                      */
    NN_STREAM_SYNTH = 15,    /* synthesized activations                       */
    NN_STREAM_NOISE = 16,    /* label noise                                   */
    NN_STREAM_SKETCH = 17    /* randomised PCA; index = row of the sketch     */
} nn_stream;
typedef struct nn_rng { uint32_t key[2], ctr[4], out[4]; unsigned used; } nn_rng;
NN_DEF nn_rng   nn_rng_make(uint64_t seed, uint32_t stream, uint64_t index);
NN_DEF uint32_t nn_rng_u32(nn_rng *r);
NN_DEF uint64_t nn_rng_u64(nn_rng *r);                       /* first draw is the high half */
NN_DEF float    nn_rng_f32(nn_rng *r);                       /* [0,1), 24 bits */
NN_DEF double   nn_rng_f64(nn_rng *r);                       /* [0,1), 53 bits */
NN_DEF uint64_t nn_rng_below(nn_rng *r, uint64_t n);         /* 0..n-1, unbiased (Lemire); n >= 1 */
/* Box-Muller, both values in order; an odd last one drops its twin */
NN_DEF void     nn_rng_normals(nn_rng *r, double *out, size_t n);
NN_DEF void     nn_rng_shuffle(nn_rng *r, size_t *idx, size_t n);   /* Fisher-Yates from the top */

/* NumPy's RandomState (legacy MT19937); docs/random.md. Zero is not a state: seed it first. */
typedef struct nn_mt { uint32_t mt[624]; unsigned pos; int has_gauss; double gauss; } nn_mt;
NN_DEF void     nn_mt_seed(nn_mt *s, uint32_t seed);                               /* RandomState(seed) */
/* RandomState([..]); n >= 1 */
NN_DEF void     nn_mt_seed_array(nn_mt *s, const uint32_t *key, size_t n);
NN_DEF uint32_t nn_mt_u32(nn_mt *s);
NN_DEF double   nn_mt_rand(nn_mt *s);                                              /* random_sample() */
/* standard_normal(), polar */
NN_DEF double   nn_mt_normal(nn_mt *s);
NN_DEF void     nn_mt_rands(nn_mt *s, double *out, size_t n);
NN_DEF void     nn_mt_normals(nn_mt *s, double *out, size_t n);
NN_DEF double   nn_mt_exponential(nn_mt *s);
/* 0..max, masked rejection */
NN_DEF uint64_t nn_mt_interval(nn_mt *s, uint64_t max);
/* lo..hi-1, default dtype */
NN_DEF int64_t  nn_mt_randint(nn_mt *s, int64_t lo, int64_t hi);
/* shuffle(x): n - 1 draws */
NN_DEF void     nn_mt_shuffle(nn_mt *s, int64_t *idx, size_t n);
/* permutation(n); choice(n,k,replace=False) = its first k */
NN_DEF void     nn_mt_permutation(nn_mt *s, int64_t *out, size_t n);
/* PyTorch's CPU generator on the same engine; docs/random.md. */
typedef struct nn_torch_rng { nn_mt mt; int has_normal; double normal; } nn_torch_rng;
NN_DEF void     nn_torch_seed(nn_torch_rng *g, uint64_t seed);                     /* manual_seed */
/* uniform_, the FMA builds' rounding */
NN_DEF void     nn_torch_uniform(nn_torch_rng *g, float *out, size_t n, float from, float to);
/* normal_: both regimes, n < 16 and n >= 16 */
NN_DEF void     nn_torch_normal(nn_torch_rng *g, float *out, size_t n, float mean, float std);
NN_DEF double   nn_torch_rand64(nn_torch_rng *g);
NN_DEF int64_t  nn_torch_randint(nn_torch_rng *g, int64_t lo, int64_t hi);
NN_DEF int64_t  nn_torch_random(nn_torch_rng *g);                                  /* int64 random_() */
NN_DEF void     nn_torch_randperm(nn_torch_rng *g, int64_t *out, size_t n);
/* NumPy's default_rng (SeedSequence + PCG64); docs/random.md. */
typedef struct nn_pcg { uint64_t state_hi, state_lo, inc_hi, inc_lo; uint32_t half; int has_half; } nn_pcg;
NN_DEF void     nn_pcg_seed(nn_pcg *g, uint64_t seed);
NN_DEF uint64_t nn_pcg_u64(nn_pcg *g);
NN_DEF uint32_t nn_pcg_u32(nn_pcg *g);
NN_DEF double   nn_pcg_random(nn_pcg *g);
NN_DEF double   nn_pcg_uniform(nn_pcg *g, double lo, double hi);
NN_DEF int64_t  nn_pcg_integers(nn_pcg *g, int64_t lo, int64_t hi);                /* lo..hi-1 */
NN_DEF void     nn_pcg_shuffle(nn_pcg *g, int64_t *idx, size_t n);
NN_DEF void     nn_pcg_permutation(nn_pcg *g, int64_t *out, size_t n);
/* 0..r inclusive: integers(0, r, endpoint=True) */
NN_DEF uint64_t nn_pcg_bounded(nn_pcg *g, uint64_t r);
/* random(dtype=float32) */
NN_DEF float    nn_pcg_random_f32(nn_pcg *g);
/* integers(0, r, size=n, endpoint=True, dtype=uint16, uint8, bool): bits 16, 8, 1; slices of one
 * u32, lowest first, kept for this call only */
NN_DEF void     nn_pcg_small(nn_pcg *g, uint16_t *out, size_t n, unsigned bits, uint32_t r);
/* choice(n, k, p=...): probabilities [n], >= 0, sum 1 within 1.5e-8 */
NN_DEF nn_status nn_pcg_choice_p(nn_pcg *g, int64_t *out, size_t n, size_t k, const double *p,
                                 int replace, const nn_alloc *alloc, nn_error *err);
/* SeedSequence words, least significant first; n >= 1 */
NN_DEF void     nn_pcg_seed_words(nn_pcg *g, const uint32_t *entropy, size_t n);
/* choice(n, k, replace): out [k]; nn_pcg_choice_unshuffled is choice(n, k, replace=False,
 * shuffle=False). On failure nothing is drawn. */
NN_DEF nn_status nn_pcg_choice(nn_pcg *g, int64_t *out, size_t n, size_t k, int replace,
                               const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_pcg_choice_unshuffled(nn_pcg *g, int64_t *out, size_t n, size_t k,
                                          const nn_alloc *alloc, nn_error *err);
/* min(n p, n (1-p)) <= 30, else -1 */
NN_DEF int64_t  nn_pcg_binomial(nn_pcg *g, int64_t n, double p);
NN_DEF double   nn_pcg_normal(nn_pcg *g);
NN_DEF double   nn_pcg_exponential(nn_pcg *g);

/* ==== [LINALG] small dense linear algebra, in double ===================== */
/* Stands on [MATH], [GEMM], [RNG]; costs 26 KB. NN_NO_LINALG leaves it out. */
#ifndef NN_NO_LINALG
/* Row-major packed arrays of the caller's, except nn_pca. Every sum has one fixed order, every
 * iteration one fixed order and stopping rule: the same bits on every machine. NaN or Inf in the
 * input is NN_E_NONFINITE; no
 *   memory is NN_E_NOMEM; outputs
 * are written only on success and must not overlap the inputs unless it says so. Sign rule of every vector
 * that has no sign of its own: its component of largest magnitude is positive, ties to the lowest index. */

/* nn_eigh: a = v^T diag(w) v for a symmetric a (the lower triangle is read), by Householder
 * tridiagonalisation and implicit QL (Golub & Van Loan sections 8.3.1, 8.3.5).
 *   w [n] out  eigenvalues, descending;   v [n,n] out or NULL  row i = unit eigenvector i, sign
 *              rule above;   a [n,n] in
 * About 9 n^3 operations (4 n^3 / 3 without v); meant for n up to about 1,000. Errors are small
 * beside |a|, not beside each eigenvalue. n = 0 is fine. */
NN_DEF nn_status nn_eigh(double *w, double *v, const double *a, size_t n, const nn_alloc *alloc,
                         nn_error *err);
/* nn_eigh_top: the k <= n leading pairs alone, w [k], v [k,n] or NULL: for few of them about the
 * cost of the eigenvalues. To rounding what nn_eigh gives. */
NN_DEF nn_status nn_eigh_top(double *w, double *v, const double *a, size_t n, size_t k,
                             const nn_alloc *alloc, nn_error *err);
/* nn_svd: a = u diag(s) vt with r = min(m, n), by one-sided Jacobi after a QR step when the sides
 * differ much.
 *   u [m,r] out or NULL;   s [r] out  singular values, descending, >= 0;   vt [r,n] out or NULL;
 *                          a [m,n] in
 * The sign rule holds for the rows of vt; u follows. Columns of u (rows of vt) that belong to a
 * zero singular value are completed to an orthonormal set. */
NN_DEF nn_status nn_svd(double *u, double *s, double *vt, const double *a, size_t m, size_t n,
                        const nn_alloc *alloc, nn_error *err);
/* nn_cholesky: l l^T = a, l lower triangular with zeros above; l may be a; only a's lower triangle is read.
 * NN_E_ARG when a is not positive definite to working precision (the message names the pivot); then
 * l is garbage, a too if l is a. */
NN_DEF nn_status nn_cholesky(double *l, const double *a, size_t n, nn_error *err);
/* nn_cholesky_solve: x = a^-1 b for a symmetric positive definite a: x, b [n,k] (x may be b), a
 * [n,n] in, kept. */
NN_DEF nn_status nn_cholesky_solve(double *x, const double *a, const double *b, size_t n, size_t k,
                                   const nn_alloc *alloc, nn_error *err);
/* nn_rowspace: rows of x [n,d] in r <= n coordinates that keep every inner product: z = x B with B^T B = 1
 * never formed, by a pivoted Cholesky factor of the Gram matrix x x^T. Any L2-penalised linear model on x
 * has the same scores on z, so folds and penalties can share one reduction. z f64 [n,r] out; basis f64
 * [d,r] out or NULL: maps coefficients back, coef_x = basis coef_z, and new rows in, z = x basis. */
NN_DEF nn_status nn_rowspace(nn_tensor *z, nn_tensor *basis, const nn_tensor *x, int threads,
                             const nn_alloc *alloc, nn_error *err);

/* Principal components of the rows of x. */
typedef struct nn_pca_desc {
    size_t   n_components;     /* 0 = min(n, d); more than that is NN_E_ARG  */
    int      uncentered;       /* 1 = plain SVD of x: mean stays 0  */
    int      randomized;       /* 1 = Halko, Martinsson & Tropp (2011): for wide and long x and few
                                  components */
    size_t   oversample;       /*     0 = 10 */
    int      power_iterations; /*     0 = 4 */
    uint64_t seed;             /*     of the sketch */
    nn_alloc alloc;
} nn_pca_desc;
typedef struct nn_pca {
    size_t    n, d, k;         /* rows seen, columns, components kept  */
    nn_tensor mean;            /* [d] f64 */
    nn_tensor components;      /* [k,d] f64, orthonormal rows, sign rule  */
    nn_tensor singular;        /* [k] f64 of the centred x, descending  */
    nn_tensor variance;        /* [k] f64 = singular^2 / (n - 1)  (n = 1: 0)  */
    nn_tensor ratio;           /* [k] f64, share of the total variance (total 0: 0)  */
} nn_pca;
/* nn_pca_fit: x [n,d] of f64, f32, f16 or bf16, n and d >= 1. Exact mode works on the smaller Gram side
 * or a QR, so that with d >> n nothing of size d x d is formed. *p must be zeroed or freed before. */
NN_DEF nn_status nn_pca_fit(nn_pca *p, const nn_tensor *x, const nn_pca_desc *desc, nn_error *err);
/* nn_pca_transform: out [n,k] f64, new: (x - mean) components^T. nn_pca_inverse: out [n,d] f64,
 * new: scores components + mean. */
NN_DEF nn_status nn_pca_transform(nn_tensor *out, const nn_pca *p, const nn_tensor *x,
                                  const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_pca_inverse(nn_tensor *out, const nn_pca *p, const nn_tensor *scores,
                                const nn_alloc *alloc, nn_error *err);
NN_DEF void nn_pca_free(nn_pca *p);
#endif /* NN_NO_LINALG */

/* ==== [QUANT] quantizers ================================================= */
/* Codes that stand for weights w; s is the scale. */
typedef enum nn_quant_kind {
    NN_QUANT_NONE = 0,
    NN_QUANT_INT8,           /* q = round(w / s) in +-127, s = max|w| / 127  */
    NN_QUANT_INT4,           /* q in +-7, s = max|w| / 7  */
    NN_QUANT_TERNARY,        /* q = sign(w) where |w| >= threshold * max|w|, else 0; s = mean |w| of
                                the kept   */
    NN_QUANT_BINARY          /* q = sign(w), 0 -> +1; s = mean |w|  */
} nn_quant_kind;
/* How an array is quantized. Only kind must be set. */
typedef struct nn_quant_desc {
    nn_quant_kind kind;
    int      per_channel;    /* 0 = one scale; 1 = one per row of the first dimension (an output
                                unit's weights) */
    int      drop_scale;     /* 1 = s is 1 afterwards: the integers themselves, magnitude lost
                                (docs/workflows.md, keep_scale: false) */
    double   threshold;      /* ternary: 0 = 0.2; in (0, 1]  */
    int      mean_rule;      /* ternary: 1 = BitNet b1.58 (Ma et al. 2024): s = mean |w|, q =
                                round(w / s) in +-1 */
    nn_alloc alloc;
} nn_quant_desc;
/* A quantized array. value = q * scale. Rounding is half to even; the quotient is taken in double.
 * All-zero channels have scale 0 and q 0 (binary: q +1, scale 0). The scale is rounded to float
 * before it divides; one that would
 *   underflow to 0 is the least float instead. */
typedef struct nn_quant {
    nn_quant_kind kind;
    size_t    shape[NN_MAX_DIMS], ndim, count;
    nn_tensor scale;         /* [1] or [shape[0]] f32  */
    nn_tensor packed;        /* u8: int8 one byte each; int4 two per byte, low nibble first, two's
                                complement; ternary five per byte, sum (q_i + 1) 3^i; binary eight
                                per byte, bit i of byte, 1 = +1. The last byte is padded with zeros
                                (ternary: with q = -1, the digit 0) */
} nn_quant;
/* nn_quantize: w f32, f64, f16 or bf16 (a 0-d or 1-d array counts as one channel). NN_E_NONFINITE
 * names the first NaN or Inf. *q zeroed or freed before. */
NN_DEF nn_status nn_quantize(nn_quant *q, const nn_tensor *w, const nn_quant_desc *d, nn_error *err);
/* nn_dequantize: a new f32 tensor (float)(q * scale). nn_quant_codes: a new i8 tensor of the q.
 * nn_quant_pack: the reverse of codes, into bytes. */
NN_DEF nn_status nn_dequantize(nn_tensor *w, const nn_quant *q, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_quant_codes(nn_tensor *codes, const nn_quant *q, const nn_alloc *alloc, nn_error *err);
NN_DEF void nn_quant_free(nn_quant *q);
/* nn_quant_bytes: packed bytes of n codes. nn_quant_pack / _unpack: n codes <->
 * nn_quant_bytes(kind, n) bytes. */
NN_DEF size_t nn_quant_bytes(nn_quant_kind kind, size_t n);
NN_DEF void nn_quant_pack(uint8_t *out, const int8_t *codes, size_t n, nn_quant_kind kind);
NN_DEF void nn_quant_unpack(int8_t *codes, const uint8_t *in, size_t n, nn_quant_kind kind);
/* nn_fake_quantize: out[r,c] = dequantized(quantized(w[r,c])) in float, rows x cols, out may be w:
 * what quantization-aware training and "quantize both models" use; no allocation. NN_E_NONFINITE
 * and out untouched on NaN or Inf. */
NN_DEF nn_status nn_fake_quantize(float *out, const float *w, size_t rows, size_t cols,
                                  const nn_quant_desc *d, nn_error *err);
/* nn_round_to: every f32 of x rounded to the nearest f16 or bf16 value (ties to even), in place.
 * NN_F32 does nothing. */
NN_DEF nn_status nn_round_to(float *x, size_t n, nn_dtype dtype, nn_error *err);
/* nn_quant_kind_name: "none", "int8", "int4", "ternary", "binary"; nn_quant_kind_parse: the
 * reverse, -1 when unknown. */
NN_DEF const char *nn_quant_kind_name(nn_quant_kind k);
NN_DEF int nn_quant_kind_parse(const char *name);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_TENSOR_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_TENSOR_IMPLEMENTED)
#define NN_TENSOR_IMPLEMENTED

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* [KERNELS] is read once per instruction set: this file includes itself, by the name it has. */
#ifndef NN_TENSOR_SELF
#ifdef __FILE_NAME__
#define NN_TENSOR_SELF __FILE_NAME__
#else
#define NN_TENSOR_SELF "nn_tensor.h"
#endif
#endif
/* Which instruction sets this compiler can build; the choice among them is made when the program runs. */
#if defined(NN_NO_SIMD)
#elif defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(__TINYC__)
#define NNI_X86 1
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(__TINYC__) && defined(__ARM_NEON)
#define NNI_NEON 1
#include <arm_neon.h>
#endif
#ifndef NN_ASSERT
#include <assert.h>
#define NN_ASSERT(c) assert(c)
#endif
#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__)) && !defined(NN_NO_HUGE_PAGES)
#define NNI_HUGE_PAGES 1
#include <errno.h>
#include <sys/mman.h>
#if !defined(__cplusplus) && !defined(__USE_MISC)
/* every Linux libc has it, plain -std=c99 hides the declaration; C++ compilers see it always */
extern int madvise(void *p, size_t size, int advice);
#endif
#endif

#ifdef _OPENMP
#include <omp.h>
#endif
/* NNI_COLD: never inlined: what runs once, or is long enough for a call: one copy is enough.
 * NNI_GET, NNI_SET: of an int that threads share and that holds one of few values. */
#if defined(__GNUC__) && !defined(__TINYC__)
#define NNI_COLD __attribute__((noinline))
#define NNI_GET(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define NNI_SET(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#else
#define NNI_COLD
#define NNI_GET(x) (x)
#define NNI_SET(x, v) (void)((x) = (v))
#endif

NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* Seconds, for choosing a team of threads by trial; 0 without OpenMP. Never for results. */
NNI_FN double nni_clock(void)
{
#ifdef _OPENMP
    return omp_get_wtime();
#else
    return 0;
#endif
}

NN_DEF int nn_version(void) { return NN_VERSION_NUM; }

/* ---- [STATUS] errors: the shared private helpers of all six headers ------ */
NN_DEF size_t nn_utf8_put(char out[4], uint32_t c)
{
    if (c < 0x80) { out[0] = (char)c; return 1; }
    if (c < 0x800) { out[0] = (char)(0xC0 | (c >> 6)); out[1] = (char)(0x80 | (c & 63)); return 2; }
    if (c >= 0xD800 && c < 0xE000) return 0;
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 63));
        out[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    if (c > 0x10FFFF) return 0;
    out[0] = (char)(0xF0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 63));
    out[2] = (char)(0x80 | ((c >> 6) & 63));
    out[3] = (char)(0x80 | (c & 63));
    return 4;
}
NN_DEF size_t nn_utf8_get(const char *s, size_t n, uint32_t *c)
{
    const unsigned char *u = (const unsigned char *)s;
    uint32_t v;
    size_t len, i;
    if (u[0] < 0x80) { *c = u[0]; return 1; }
    if (u[0] < 0xC2 || u[0] > 0xF4) return 0;
    len = u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    if (n < len) return 0;
    v = u[0] & (0xFFu >> (len + 1));
    for (i = 1; i < len; i++) {
        if ((u[i] & 0xC0) != 0x80) return 0;
        v = v << 6 | (u[i] & 63u);
    }
    if ((len == 3 && v < 0x800) || (len == 4 && (v < 0x10000 || v > 0x10FFFF)) ||
        (v >= 0xD800 && v < 0xE000))
        return 0;
    *c = v;
    return len;
}
/* What files call their members ends up in messages, and those on terminals: control characters (C1
 * too) and what is not UTF-8, such as a character cut at the end, become '?'. */
NNI_FN void nni_printable(char *s)
{
    size_t n = strlen(s), i, w;
    uint32_t c = 0;
    for (i = 0; i < n; i += w ? w : 1) {
        w = nn_utf8_get(s + i, n - i, &c);
        if (!w || c < 0x20 || (c >= 0x7f && c < 0xa0)) memset(s + i, '?', w ? w : 1);
    }
}
NN_DEF nn_status nn_error_setv(nn_error *err, nn_status s, size_t offset, size_t line, size_t col,
                               const char *fmt, va_list args)
{
    if (!err) return s;
    err->status = s;
    err->offset = offset;
    err->line   = line;
    err->col    = col;
    (void)vsnprintf(err->msg, sizeof err->msg, fmt, args);
    err->msg[sizeof err->msg - 1] = 0;
    nni_printable(err->msg);
    return s;
}
NN_DEF nn_status nn_error_set(nn_error *err, nn_status s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    nn_error_setv(err, s, 0, 0, 0, fmt, args);
    va_end(args);
    return s;
}
NN_DEF nn_status nn_error_at(nn_error *err, nn_status s, size_t offset, size_t line, size_t col,
                             const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    nn_error_setv(err, s, offset, line, col, fmt, args);
    va_end(args);
    return s;
}
/* nni_name: a caller's name for a message; long ones keep their head and tail ("a/long...name"), so
 * that what was expected and got still fits into nn_error.msg. buf [64]. */
NNI_FN const char *nni_name(char *buf, const char *name)
{
    size_t n = name ? strlen(name) : 0;
    if (n < 64) { memcpy(buf, name ? name : "", n + (name ? 1u : 0u)); if (!name) buf[0] = 0; return buf; }
    memcpy(buf, name, 28);
    memcpy(buf + 28, "...", 3);
    memcpy(buf + 31, name + n - 32, 33);
    return buf;
}
NN_DEF int nn_size_mul(size_t a, size_t b, size_t *out)
{
    if (b != 0 && a > SIZE_MAX / b) return 0;
    *out = a * b;
    return 1;
}
NN_DEF int nn_size_add(size_t a, size_t b, size_t *out)
{
    if (a > SIZE_MAX - b) return 0;
    *out = a + b;
    return 1;
}
NN_DEF const char *nn_status_name(nn_status s)
{
    switch (s) {
    case NN_OK:            return "NN_OK";
    case NN_E_ARG:         return "NN_E_ARG";
    case NN_E_NOMEM:       return "NN_E_NOMEM";
    case NN_E_IO:          return "NN_E_IO";
    case NN_E_FORMAT:      return "NN_E_FORMAT";
    case NN_E_UNSUPPORTED: return "NN_E_UNSUPPORTED";
    case NN_E_LIMIT:       return "NN_E_LIMIT";
    case NN_E_NONFINITE:   return "NN_E_NONFINITE";
    case NN_E_STOPPED:     return "NN_E_STOPPED";
    }
    return "NN_E_?";
}

/* ---- [ALLOC] ------------------------------------------------------------ */
#define NNI_ALIGN ((size_t)64)
/* The hook's block starts 1..64 bytes before ours; the byte before ours says how many. */
NNI_FN void *nni_align_up(unsigned char *raw)
{
    size_t pad = NNI_ALIGN - (size_t)((uintptr_t)raw & (NNI_ALIGN - 1));
    raw[pad - 1] = (unsigned char)pad;
    return raw + pad;
}
/* Fresh memory is paid for by the page: 41 MB in pages of 4 KiB take 15 ms to touch, more than the
 * arithmetic that fills them, and 3 ms in huge ones. Where the system gives those only to who asks
 * (Linux: "madvise", the default of most), ask. A wish:
 * nothing depends on it. */
#ifdef NNI_HUGE_PAGES
NNI_FN void *nni_ask_huge(void *p, size_t size)
{
    const size_t over = (size_t)((uintptr_t)p & 4095u);
    if (p && size >= ((size_t)2 << 20)) {
        int was = errno;
        /* MADV_HUGEPAGE; the block's own pages from its first on */
        (void)madvise((unsigned char *)p - over, size + over, 14);
        errno = was;
    }
    return p;
}
#else
NNI_FN void *nni_ask_huge(void *p, size_t size) { (void)size; return p; }
#endif
NN_DEF void *nn_mem_alloc(size_t size, const nn_alloc *a)
{
    size_t total;
    unsigned char *raw;
    if (size == 0 || !nn_size_add(size, NNI_ALIGN, &total) || total > (size_t)PTRDIFF_MAX) return NULL;
    raw = (unsigned char *)(a && a->alloc ? a->alloc(total, a->user) : nni_ask_huge(malloc(total), total));
    return raw ? nni_align_up(raw) : NULL;
}
NN_DEF void nn_mem_free(void *p, size_t size, const nn_alloc *a)
{
    unsigned char *u = (unsigned char *)p;
    if (!p) return;
    u -= u[-1];
    if (a && a->release) a->release(u, size + NNI_ALIGN, a->user);
    else free(u);
}
NN_DEF void *nn_mem_resize(void *p, size_t old_size, size_t new_size, const nn_alloc *a)
{
    unsigned char *u = (unsigned char *)p, *raw;
    size_t pad, total, keep = old_size < new_size ? old_size : new_size;
    if (!p) return nn_mem_alloc(new_size, a);
    if (new_size == 0 || !nn_size_add(new_size, NNI_ALIGN, &total) || total > (size_t)PTRDIFF_MAX) return NULL;
    pad = u[-1];
    raw = (unsigned char *)(a && a->resize ?
                                a->resize(u - pad, old_size + NNI_ALIGN, total, a->user) :
                                nni_ask_huge(realloc(u - pad, total), total));
    if (!raw) return NULL;
    /* the hook moved it to another alignment */
    if (NNI_ALIGN - (size_t)((uintptr_t)raw & (NNI_ALIGN - 1)) != pad) {
        size_t to = NNI_ALIGN - (size_t)((uintptr_t)raw & (NNI_ALIGN - 1));
        memmove(raw + to, raw + pad, keep);
    }
    return nni_align_up(raw);
}
/* nni_new: count * size zeroed bytes, overflow-checked. */
NNI_FN void *nni_new(size_t count, size_t size, const nn_alloc *a)
{
    size_t bytes;
    void *p;
    if (!nn_size_mul(count, size, &bytes)) return NULL;
    p = nn_mem_alloc(bytes, a);
    if (p) memset(p, 0, bytes);
    return p;
}

struct nn_arena_block { nn_arena_block *next; size_t size, used; };
NN_DEF void *nn_arena_get(nn_arena *a, size_t size)
{
    const size_t head = (sizeof(nn_arena_block) + 15u) & ~(size_t)15;
    nn_arena_block *b = a->head;
    size_t need = size ? size : 1;
    if (need > SIZE_MAX - 15u) return NULL;
#ifndef NN_ARENA_EXACT
    need = (need + 15u) & ~(size_t)15;
#endif
    if (!b || b->size - b->used < need) {
        /* Blocks double up to 1 MiB, so that small documents stay small and large ones cost few calls;
         * then as much as is there, up to 32 MiB, so that the largest come in huge pages. Near the
         * limit no more than what is left of it. */
        size_t room = b ? (b->size < ((size_t)1 << 19) ? b->size * 2 : (size_t)1 << 20) : 4096, bytes;
        if (a->total > room)
            room = a->total < ((size_t)32 << 20) ? a->total & ~(size_t)15 : (size_t)32 << 20;
        if (a->limit) {
            size_t left = a->limit > a->total + head ? a->limit - a->total - head : 0;
            if (left < room) room = left & ~(size_t)15;
        }
#ifdef NN_ARENA_EXACT
        room = need;
#endif
        if (room < need) room = need;
        if (!nn_size_add(room, head, &bytes)) return NULL;
        a->at_limit = a->limit && (bytes > a->limit || a->total > a->limit - bytes);
        if (a->at_limit) return NULL;
        b = (nn_arena_block *)nn_mem_alloc(bytes, &a->alloc);
        if (!b) return NULL;
        b->next = a->head;
        b->size = room;
        b->used = 0;
        a->head = b;
        a->total += bytes;
    }
    b->used += need;
    return (unsigned char *)b + head + (b->used - need);
}
NN_DEF void nn_arena_free(nn_arena *a)
{
    const size_t head = (sizeof(nn_arena_block) + 15u) & ~(size_t)15;
    while (a->head) {
        nn_arena_block *b = a->head;
        a->head = b->next;
        nn_mem_free(b, b->size + head, &a->alloc);
    }
    a->total = 0;
}

/* ---- [TENSOR] ----------------------------------------------------------- */
#define NNI_DTYPE_ROW(value, name, word, size, unit, kind, ...) { name, word, size, unit, kind },
static const struct { const char *name, *word; unsigned char size, unit, kind; }
    nni_dtypes[NN_DTYPE_END] = { { "none", "none", 0, 0, 0 }, NN_DTYPE_LIST(NNI_DTYPE_ROW, NNI_DTYPE_ROW) };
NNI_FN int nni_dtype_row(nn_dtype t) { return (int)t > 0 && (int)t < NN_DTYPE_END ? (int)t : 0; }
NN_DEF size_t nn_dtype_size(nn_dtype t) { return nni_dtypes[nni_dtype_row(t)].size; }
NN_DEF size_t nn_dtype_unit(nn_dtype t) { return nni_dtypes[nni_dtype_row(t)].unit; }
NN_DEF const char *nn_dtype_name(nn_dtype t) { return nni_dtypes[nni_dtype_row(t)].name; }
NNI_FN int nni_dtype_class(nn_dtype t) { return nni_dtypes[nni_dtype_row(t)].kind; }
NN_DEF nn_dtype nn_dtype_parse(const char *name)
{
    int i;
    for (i = 1; name && i < NN_DTYPE_END; i++)
        if (strcmp(name, nni_dtypes[i].name) == 0 || strcmp(name, nni_dtypes[i].word) == 0)
            return (nn_dtype)i;
    return NN_DTYPE_NONE;
}

/* Bytes of an array; 0 = overflow (then *ok is 0). Every dimension takes part in the overflow
 * check, also beside a 0. */
NNI_FN int nni_shape_bytes(size_t itemsize, size_t ndim, const size_t *shape, size_t *count, size_t *bytes)
{
    size_t i, n = 1, nz = itemsize ? itemsize : 1;
    for (i = 0; i < ndim; i++) {
        if (!nn_size_mul(n, shape[i], &n)) return 0;
        if (shape[i] && !nn_size_mul(nz, shape[i], &nz)) return 0;
    }
    if (nz > (size_t)PTRDIFF_MAX) return 0;
    *count = n;
    *bytes = n * itemsize;
    return 1;
}
NN_DEF nn_status nn_tensor_raw(nn_tensor *t, nn_dtype dtype, size_t width, size_t ndim,
                               const size_t *shape, const nn_alloc *alloc, nn_error *err)
{
    nn_tensor r = NN_ZERO;
    size_t count, bytes, i;
    if (!nni_dtype_row(dtype))
        return nn_error_set(err, NN_E_ARG, "nn_tensor_make: unknown dtype %d", (int)dtype);
    if (ndim > NN_MAX_DIMS)
        return nn_error_set(err, NN_E_LIMIT, "nn_tensor_make: expected at most %d dimensions, got %zu",
                        NN_MAX_DIMS, ndim);
    r.itemsize = nn_dtype_size(dtype);
    if (dtype == NN_BYTES) r.itemsize = width;
    if (dtype == NN_UCS4 && !nn_size_mul(width, 4, &r.itemsize))
        return nn_error_set(err, NN_E_NOMEM, "nn_tensor_make: size overflows");
    if (!nni_shape_bytes(r.itemsize, ndim, shape, &count, &bytes))
        return nn_error_set(err, NN_E_NOMEM, "nn_tensor_make: size overflows");
    r.dtype = dtype;
    r.ndim = ndim;
    for (i = 0; i < ndim; i++) r.shape[i] = shape[i];
    if (alloc) r.alloc = *alloc;
    r.capacity = bytes ? bytes : 1;      /* an empty array still owns a byte: data is never NULL in
                                            a made tensor */
    r.data = nn_mem_alloc(r.capacity, &r.alloc);
    if (!r.data)
        return nn_error_set(err, NN_E_NOMEM, "nn_tensor_make: out of memory, %zu bytes wanted",
                        r.capacity);
    *t = r;
    return NN_OK;
}
NN_DEF nn_status nn_tensor_make_text(nn_tensor *t, nn_dtype dtype, size_t width, size_t ndim,
                                     const size_t *shape, const nn_alloc *alloc, nn_error *err)
{
    nn_status s;
    if (dtype != NN_UCS4 && dtype != NN_BYTES)
        return nn_error_set(err, NN_E_ARG, "nn_tensor_make_text: dtype must be ucs4 or bytes, got %s",
                        nn_dtype_name(dtype));
    s = nn_tensor_raw(t, dtype, width, ndim, shape, alloc, err);
    if (s == NN_OK) memset(t->data, 0, t->capacity);
    return s;
}
NN_DEF nn_status nn_tensor_make(nn_tensor *t, nn_dtype dtype, size_t ndim, const size_t *shape,
                                const nn_alloc *alloc, nn_error *err)
{
    nn_status s;
    if (nn_dtype_size(dtype) == 0)
        return nn_error_set(err, NN_E_ARG, "nn_tensor_make: dtype %s has no fixed size",
                        nn_dtype_name(dtype));
    s = nn_tensor_raw(t, dtype, 0, ndim, shape, alloc, err);
    if (s == NN_OK) memset(t->data, 0, t->capacity);
    return s;
}
NN_DEF nn_status nn_tensor_make1(nn_tensor *t, nn_dtype dtype, size_t n, const nn_alloc *alloc,
                                 nn_error *err)
{
    return nn_tensor_make(t, dtype, 1, &n, alloc, err);
}
NN_DEF nn_status nn_tensor_make2(nn_tensor *t, nn_dtype dtype, size_t rows, size_t cols,
                                 const nn_alloc *alloc, nn_error *err)
{
    size_t shape[2];
    shape[0] = rows;
    shape[1] = cols;
    return nn_tensor_make(t, dtype, 2, shape, alloc, err);
}
NN_DEF nn_tensor nn_tensor_view(void *data, nn_dtype dtype, size_t ndim, const size_t *shape)
{
    nn_tensor t = NN_ZERO;
    size_t i;
    NN_ASSERT(ndim <= NN_MAX_DIMS && nn_dtype_size(dtype) > 0);
    t.data = data;
    t.dtype = dtype;
    t.itemsize = nn_dtype_size(dtype);
    t.ndim = ndim;
    for (i = 0; i < ndim; i++) t.shape[i] = shape[i];
    return t;
}
NN_DEF nn_status nn_tensor_rows(nn_tensor *view, const nn_tensor *t, size_t first, size_t n, nn_error *err)
{
    size_t i, row = t->itemsize;
    nn_tensor r = *t;
    if (t->ndim < 1) return nn_error_set(err, NN_E_ARG, "nn_tensor_rows: a scalar has no rows");
    if (first > t->shape[0] || n > t->shape[0] - first)
        return nn_error_set(err, NN_E_ARG, "nn_tensor_rows: rows %zu to %zu wanted, the tensor has %zu",
                        first, first + n, t->shape[0]);
    for (i = 1; i < t->ndim; i++) row *= t->shape[i];
    r.data = (unsigned char *)t->data + first * row;
    r.shape[0] = n;
    r.capacity = 0;
    *view = r;
    return NN_OK;
}
NN_DEF nn_status nn_tensor_copy(nn_tensor *t, const nn_tensor *src, const nn_alloc *alloc, nn_error *err)
{
    size_t width = src->dtype == NN_UCS4 ? src->itemsize / 4 : src->dtype == NN_BYTES ? src->itemsize : 0;
    nn_status s = nn_tensor_raw(t, src->dtype, width, src->ndim, src->shape, alloc, err);
    if (s == NN_OK && nn_tensor_bytes(src)) memcpy(t->data, src->data, nn_tensor_bytes(src));
    return s;
}
NN_DEF nn_status nn_tensor_reshape(nn_tensor *t, size_t ndim, const size_t *shape, nn_error *err)
{
    size_t count, bytes, i;
    if (ndim > NN_MAX_DIMS)
        return nn_error_set(err, NN_E_LIMIT,
                        "nn_tensor_reshape: expected at most %d dimensions, got %zu", NN_MAX_DIMS,
                        ndim);
    if (!nni_shape_bytes(t->itemsize, ndim, shape, &count, &bytes) || count != nn_tensor_count(t))
        return nn_error_set(err, NN_E_ARG, "nn_tensor_reshape: the new shape must hold %zu elements",
                        nn_tensor_count(t));
    t->ndim = ndim;
    for (i = 0; i < NN_MAX_DIMS; i++) t->shape[i] = i < ndim ? shape[i] : 0;
    return NN_OK;
}
NN_DEF void nn_tensor_free(nn_tensor *t)
{
    nn_tensor zero = NN_ZERO;
    if (!t) return;
    if (t->capacity) nn_mem_free(t->data, t->capacity, &t->alloc);
    *t = zero;
}
NN_DEF size_t nn_tensor_count(const nn_tensor *t)
{
    size_t i, n = 1;
    if (t->dtype == NN_DTYPE_NONE) return 0;
    for (i = 0; i < t->ndim; i++) n *= t->shape[i];
    return n;
}
NN_DEF size_t nn_tensor_bytes(const nn_tensor *t) { return nn_tensor_count(t) * t->itemsize; }
NN_DEF size_t nn_tensor_text(const nn_tensor *t, size_t i, char *buf, size_t cap)
{
    const unsigned char *p = (const unsigned char *)t->data + i * t->itemsize;
    size_t len = 0, k, n = t->itemsize;
    NN_ASSERT(t->dtype == NN_UCS4 || t->dtype == NN_BYTES);
    if (t->dtype == NN_BYTES) {
        while (n && p[n - 1] == 0) n--;
        for (k = 0; k < n; k++, len++) if (len + 1 < cap) buf[len] = (char)p[k];
    } else {
        size_t fits = 0;                                 /* whole code points only */
        uint32_t c;
        for (n /= 4; n; n--) { memcpy(&c, p + 4 * (n - 1), 4); if (c) break; }
        for (k = 0; k < n; k++) {
            char u[4];
            size_t w;
            memcpy(&c, p + 4 * k, 4);
            w = nn_utf8_put(u, c);
            if (!w) w = nn_utf8_put(u, 0xFFFD);
            if (fits == len && len + w < cap) { memcpy(buf + len, u, w); fits = len + w; }
            len += w;
        }
        if (cap) buf[fits] = 0;
        return len;
    }
    if (cap) buf[len < cap ? len : cap - 1] = 0;
    return len;
}
NN_DEF nn_status nn_tensor_scalar_text(nn_tensor *t, const char *utf8, const nn_alloc *alloc, nn_error *err)
{
    size_t n = strlen(utf8), width = 0, i, w;
    uint32_t c;
    nn_status s;
    for (i = 0; i < n; i += w, width++)
        if ((w = nn_utf8_get(utf8 + i, n - i, &c)) == 0)
            return nn_error_at(err, NN_E_ARG, i, 0, 0,
                               "nn_tensor_scalar_text: byte %zu is not valid utf-8", i);
    s = nn_tensor_make_text(t, NN_UCS4, width, 0, NULL, alloc, err);
    if (s != NN_OK) return s;
    for (i = 0, width = 0; i < n; i += w, width++) {
        w = nn_utf8_get(utf8 + i, n - i, &c);
        memcpy((unsigned char *)t->data + 4 * width, &c, 4);
    }
    return NN_OK;
}
NN_DEF nn_status nn_tensor_scalar_f64(nn_tensor *t, double v, const nn_alloc *alloc, nn_error *err)
{
    nn_status s = nn_tensor_make(t, NN_F64, 0, NULL, alloc, err);
    if (s == NN_OK) *nn_f64(t) = v;
    return s;
}
NN_DEF nn_status nn_tensor_scalar_i64(nn_tensor *t, int64_t v, const nn_alloc *alloc, nn_error *err)
{
    nn_status s = nn_tensor_make(t, NN_I64, 0, NULL, alloc, err);
    if (s == NN_OK) *nn_i64(t) = v;
    return s;
}
NN_DEF float   *nn_f32(const nn_tensor *t) { NN_ASSERT(t->dtype == NN_F32); return (float *)t->data; }
NN_DEF double  *nn_f64(const nn_tensor *t) { NN_ASSERT(t->dtype == NN_F64); return (double *)t->data; }
NN_DEF int64_t *nn_i64(const nn_tensor *t) { NN_ASSERT(t->dtype == NN_I64); return (int64_t *)t->data; }
NN_DEF uint8_t *nn_u8(const nn_tensor *t)
{
    NN_ASSERT(t->dtype == NN_U8 || t->dtype == NN_BOOL);
    return (uint8_t *)t->data;
}

/* ---- [DICT] ------------------------------------------------------------- */
/* Hash tables of positions in some list, whose keys their owner compares: open addressing, at most half
 * full, the room a power of two; the hash is FNV-1a. */
NNI_FN uint32_t nni_hash_of(const char *s, size_t n)
{
    uint32_t h = 2166136261u;
    while (n--) h = (h ^ (unsigned char)*s++) * 16777619u;
    return h ^ h >> 15;
}
NNI_FN void nni_hashes_free(nni_hashes *x, const nn_alloc *a)
{
    nn_mem_free(x->slot, x->room * sizeof *x->slot, a);
    x->slot = NULL;
    x->room = 0;
}
NNI_FN void nni_hashes_add(nni_hashes *x, uint32_t hash, size_t at)
{
    size_t k = hash & (x->room - 1);
    while (x->slot[k].at) k = (k + 1) & (x->room - 1);
    x->slot[k].hash = hash;
    x->slot[k].at = (uint32_t)at + 1;
}
/* room for one more beside `count` entries; 0 = out of memory */
NNI_FN int nni_hashes_reserve(nni_hashes *x, size_t count, const nn_alloc *a)
{
    nni_hashes to = NN_ZERO;
    size_t i;
    if (count < x->room / 2) return 1;
    for (to.room = 64; to.room / 2 <= count; to.room *= 2) { }
    to.slot = count < 0x3FFFFFFF ? (nni_hash *)nni_new(to.room, sizeof *to.slot, a) : NULL;
    if (!to.slot) return 0;
    for (i = 0; i < x->room; i++)
        if (x->slot[i].at) nni_hashes_add(&to, x->slot[i].hash, x->slot[i].at - 1);
    nni_hashes_free(x, a);
    *x = to;
    return 1;
}
/* The next position with that hash, SIZE_MAX at the end; *k begins as the hash. */
NNI_FN size_t nni_hashes_next(const nni_hashes *x, uint32_t hash, size_t *k)
{
    const nni_hash *e;
    while (x->room && (e = &x->slot[(*k)++ & (x->room - 1)])->at)
        if (e->hash == hash) return e->at - 1;
    return SIZE_MAX;
}
/* Take out entry `at` of a list of `count`; those behind it move down by one. */
NNI_FN void nni_hashes_remove(nni_hashes *x, uint32_t hash, size_t at, size_t count)
{
    const size_t mask = x->room - 1;
    size_t hole, k = hash & mask, i;
    if (!x->room) return;
    while (x->slot[k].at != at + 1) {
        if (!x->slot[k].at) return;
        k = (k + 1) & mask;
    }
    for (hole = k, k = (k + 1) & mask; x->slot[k].at; k = (k + 1) & mask)
        if (((k - x->slot[k].hash) & mask) >= ((k - hole) & mask)) { x->slot[hole] = x->slot[k]; hole = k; }
    x->slot[hole].at = 0;
    for (i = 0; at + 1 < count && i < x->room; i++) x->slot[i].at -= x->slot[i].at > at + 1;
}
/* A checkpoint holds tens of tensors: a linear search over contiguous names is faster there than
 * any hash. */
#define NNI_DICT_INDEXED 32
NNI_FN size_t nni_dict_find(const nn_dict *d, const char *name)
{
    const uint32_t hash = d->index.room ? nni_hash_of(name, strlen(name)) : 0;
    size_t i, k = hash;
    if (d->index.room) {
        while ((i = nni_hashes_next(&d->index, hash, &k)) != SIZE_MAX)
            if (i < d->count && strcmp(d->items[i].name, name) == 0) return i;
        return d->count;
    }
    for (i = 0; i < d->count; i++) if (strcmp(d->items[i].name, name) == 0) return i;
    return d->count;
}
NN_DEF nn_status nn_dict_reindex(nn_dict *d, nn_error *err)
{
    size_t i;
    nni_hashes_free(&d->index, &d->alloc);
    if (d->count < NNI_DICT_INDEXED) return NN_OK;
    if (!nni_hashes_reserve(&d->index, d->count, &d->alloc))
        return nn_error_set(err, NN_E_NOMEM, "nn_dict: out of memory for %zu names", d->count);
    for (i = 0; i < d->count; i++)
        nni_hashes_add(&d->index, nni_hash_of(d->items[i].name, strlen(d->items[i].name)), i);
    return NN_OK;
}
NN_DEF nn_status nn_dict_put(nn_dict *d, const char *name, nn_tensor *t, nn_error *err)
{
    nn_tensor zero = NN_ZERO;
    size_t i = nni_dict_find(d, name), len = strlen(name) + 1;
    char *copy;
    nn_status s;
    if (i < d->count) {
        nn_tensor_free(&d->items[i].value);
        d->items[i].value = *t;
        *t = zero;
        return NN_OK;
    }
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 16, bytes;
        nn_dict_item *items = NULL;
        if (nn_size_mul(room, sizeof *items, &bytes))
            items = (nn_dict_item *)nn_mem_resize(d->items, d->room * sizeof *items, bytes, &d->alloc);
        if (!items) return nn_error_set(err, NN_E_NOMEM, "nn_dict_put: out of memory for %zu entries", room);
        d->items = items;
        d->room = room;
    }
    if (d->count >= NNI_DICT_INDEXED && !d->index.room && (s = nn_dict_reindex(d, err)) != NN_OK) return s;
    copy = (char *)nn_mem_alloc(len, &d->alloc);
    if (!copy || (d->index.room && !nni_hashes_reserve(&d->index, d->count, &d->alloc))) {
        nn_mem_free(copy, len, &d->alloc);
        return nn_error_set(err, NN_E_NOMEM, "nn_dict_put: out of memory for a name of %zu bytes", len);
    }
    memcpy(copy, name, len);
    if (d->index.room) nni_hashes_add(&d->index, nni_hash_of(name, len - 1), d->count);
    d->items[d->count].name = copy;
    d->items[d->count].value = *t;
    d->count++;
    *t = zero;
    return NN_OK;
}
NN_DEF nn_tensor *nn_dict_get(const nn_dict *d, const char *name)
{
    size_t i = nni_dict_find(d, name);
    return i < d->count ? &d->items[i].value : NULL;
}
NN_DEF int nn_dict_remove(nn_dict *d, const char *name)
{
    size_t i = nni_dict_find(d, name);
    if (i == d->count) return 0;
    if (d->index.room) nni_hashes_remove(&d->index, nni_hash_of(name, strlen(name)), i, d->count);
    nn_mem_free(d->items[i].name, strlen(d->items[i].name) + 1, &d->alloc);
    nn_tensor_free(&d->items[i].value);
    memmove(d->items + i, d->items + i + 1, (d->count - i - 1) * sizeof *d->items);
    d->count--;
    return 1;
}
NN_DEF void nn_dict_free(nn_dict *d)
{
    size_t i;
    for (i = 0; i < d->count; i++) {
        nn_mem_free(d->items[i].name, strlen(d->items[i].name) + 1, &d->alloc);
        nn_tensor_free(&d->items[i].value);
    }
    nn_mem_free(d->items, d->room * sizeof *d->items, &d->alloc);
    nni_hashes_free(&d->index, &d->alloc);
    d->items = NULL;
    d->count = d->room = 0;
}

/* ---- [ISA] -------------------------------------------------------------- */
/* fma in float, correctly rounded everywhere: the instruction where it is compiled in, else exactly through
 * double. The product of two floats is exact in double; the sum is rounded to odd (so that the last step
 * cannot round twice: 53 bits are more than 2 x 24 + 2, and a float's denormal only keeps fewer), then to
 *   float. */
#if (defined(__FMA__) || defined(__aarch64__)) && (defined(__GNUC__) || defined(__clang__)) && !defined(__TINYC__)
NNI_FN inline float nni_fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
NNI_FN float nni_fmaf(float a, float b, float c)
{
    double p = (double)a * (double)b, q = (double)c, s = p + q, t, e;
    uint64_t u;
    t = s - p;
    e = (p - (s - t)) + (q - t);                       /* TwoSum: s + e is the exact sum (NaN when s
                                                          is not finite) */
    memcpy(&u, &s, sizeof u);
    if (!(e < 0.0 || e > 0.0) || (u & 1)) return (float)s;
    if ((e > 0.0) == (s > 0.0)) u++;
    else u--;
    memcpy(&s, &u, sizeof s);
    return (float)s;
}
#endif
/* sqrt, correctly rounded: mingw's libm, which gcc calls at -O0, is not. */
#if defined(__MINGW32__) && defined(__SSE2__)
NNI_FN inline double nni_sqrt(double x) { double r; __asm__("sqrtsd %1, %0" : "=x"(r) : "x"(x)); return r; }
#else
NNI_FN inline double nni_sqrt(double x) { return sqrt(x); }
#endif
/* Doubles as bits, exact sums and products. */
NNI_FN uint64_t nni_d2u(double x)   { uint64_t u; memcpy(&u, &x, 8); return u; }
NNI_FN double   nni_u2d(uint64_t u) { double x; memcpy(&x, &u, 8); return x; }
/* The IEEE specials, computed rather than taken from macros that C++ compilers and tcc spell
 * differently. */
NNI_FN double nni_nan(void) { return nni_u2d(0x7ff8000000000000); }
NNI_FN double nni_infinity(void) { return nni_u2d(0x7ff0000000000000); }
NNI_FN int nni_isfinite(double x) { return (nni_d2u(x) >> 52 & 0x7ff) != 0x7ff; }
/* nni_mul128: the low half of a * b; *hi gets the high half. */
NNI_FN uint64_t nni_mul128(uint64_t a, uint64_t b, uint64_t *hi)
{
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 u128;
    u128 p = (u128)a * b;
    *hi = (uint64_t)(p >> 64);
    return (uint64_t)p;
#else
    uint64_t al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff, bh = b >> 32;
    uint64_t ll = al * bl, lh = al * bh, hl = ah * bl,
             mid = (ll >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
    *hi = ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32);
    return (mid << 32) | (ll & 0xffffffff);
#endif
}
/* a + b = s + *e exactly (Knuth); the fast form wants |a| >= |b| or a = 0 (Dekker). */
NNI_FN double nni_two_sum(double a, double b, double *e)
{
    double s = a + b, t = s - a;
    *e = (a - (s - t)) + (b - t);
    return s;
}
NNI_FN double nni_fast_sum(double a, double b, double *e)
{
    double s = a + b;
    *e = b - (s - a);
    return s;
}
/* a * b = p + *e exactly, by Veltkamp's splitting: no fma needed, for |a|, |b| < 2^995 and |a b| >
 * 2^-969. */
NNI_FN double nni_two_prod(double a, double b, double *e)
{
    double p = a * b, t, ah, al, bh, bl;
    t = 134217729.0 * a;
    ah = t - (t - a);
    al = a - ah;
    t = 134217729.0 * b;
    bh = t - (t - b);
    bl = b - bh;
    *e = ((ah * bh - p) + ah * bl + al * bh) + al * bl;
    return p;
}
/* a = *m 2^*e with 2^52 <= *m < 2^53, for finite a != 0 */
NNI_FN void nni_unpack(double a, uint64_t *m, int *e)
{
    uint64_t u = nni_d2u(a) & 0x7fffffffffffffff;
    *e = (int)(u >> 52);
    *m = u & 0xfffffffffffff;
    if (*e == 0) { *e = 1; while (!(*m >> 52)) { *m <<= 1; --*e; } }
    else *m |= (uint64_t)1 << 52;
    *e -= 1075;
}
/* fma over the whole range in integers: the product has 106 bits; both operands are laid out with
 * their top bit at bit 125 of 128, the smaller one is shifted right (what falls out stays as one
 * sticky bit), and the sum is rounded once. */
NNI_FN double nni_fma_wide(double a, double b, double c)
{
    uint64_t ma, mb, mc, ph, pl, ch, cl, rh, rl, keep;
    int ea, eb, ec, ep, e, sp = (int)((nni_d2u(a) ^ nni_d2u(b)) >> 63),
                           sc = (int)(nni_d2u(c) >> 63), sr, shift, drop;
    nni_unpack(a, &ma, &ea);
    nni_unpack(b, &mb, &eb);
    nni_unpack(c, &mc, &ec);
    pl = nni_mul128(ma, mb, &ph);
    ep = ea + eb;
    shift = ph >> 41 ? 20 : 21;                              /* bit 105 or 104 goes to 125 */
    ph = ph << shift | pl >> (64 - shift);
    pl <<= shift;
    ep -= shift;
    ch = mc << 9; cl = 0; ec -= 73;                          /* bit 52 goes to 125 */
    if (ep < ec || (ep == ec && (ph < ch || (ph == ch && pl < cl)))) {   /* keep the larger in (ph, pl) */
        uint64_t t = ph;
        ph = ch;
        ch = t;
        t = pl;
        pl = cl;
        cl = t;
        e = ep;
        ep = ec;
        ec = e;
        e = sp;
        sp = sc;
        sc = e;
    }
    shift = ep - ec;
    if (shift >= 128) { cl = 1; ch = 0;
    } else if (shift >= 64) {
        keep = cl | (shift > 64 ? ch << (128 - shift) : 0);
        cl = ch >> (shift - 64);
        ch = 0;
        cl |= keep != 0;
    } else if (shift > 0) {
        keep = cl << (64 - shift);
        cl = cl >> shift | ch << (64 - shift);
        ch >>= shift;
        cl |= keep != 0;
    }
    sr = sp;
    if (sp == sc) { rl = pl + cl; rh = ph + ch + (rl < pl); }
    else { rl = pl - cl; rh = ph - ch - (pl < cl); }
    if (rh == 0 && rl == 0) return 0.0;
    e = ep;
    /* value = (rh, rl) 2^e, top bit 127 */
    while (!(rh >> 63)) { rh = rh << 1 | rl >> 63; rl <<= 1; e--; }
    drop = 11;                                               /* bits of rh below the result's last place */
    if (e + 127 < -1022) drop += -1022 - (e + 127);
    if (drop > 64) return sr ? -0.0 : 0.0;                   /* below half the least denormal */
    keep = drop == 64 ? rh : rh & (((uint64_t)1 << drop) - 1);
    rh = drop == 64 ? 0 : rh >> drop;
    if (keep > (uint64_t)1 << (drop - 1) || (keep == (uint64_t)1 << (drop - 1) && (rl || (rh & 1)))) rh++;
    /* value = rh 2^e; e = -1074 among the denormals */
    e += 64 + drop;
    if (rh >> 53) { rh >>= 1; e++; }
    if (rh >> 52) {
        if (e + 1075 >= 2047) return sr ? -nni_infinity() : nni_infinity();
        rh = (uint64_t)(e + 1075) << 52 | (rh & 0xfffffffffffff);
    }
    return nni_u2d((uint64_t)sr << 63 | rh);
}
/* a * b + c with one rounding: in the middle of the range by error-free transformations and a
 * last-but-one rounding to odd (Boldo & Melquiond 2008), elsewhere in integers. */
NNI_FN double nni_fma_soft(double a, double b, double c)
{
    unsigned ea = (unsigned)(nni_d2u(a) >> 52) & 0x7ff, eb = (unsigned)(nni_d2u(b) >> 52) & 0x7ff,
             ec = (unsigned)(nni_d2u(c) >> 52) & 0x7ff;
    double uh, ul, th, tl, vh, vl, z, e;
    uint64_t u;
    if (ea == 0x7ff || eb == 0x7ff || a == 0 || b == 0) return a * b + c;
    if (ec == 0x7ff) return c + c;
    if (c == 0) return a * b;
    if (ea - 573u > 900u || eb - 573u > 900u || ec - 123u > 1800u) return nni_fma_wide(a, b, c);
    uh = nni_two_prod(a, b, &ul);
    th = nni_two_sum(c, ul, &tl);
    vh = nni_two_sum(uh, th, &vl);
    z = nni_two_sum(tl, vl, &e);
    if (e != 0) {                                            /* round z to odd */
        u = nni_d2u(z);
        if (!(u & 1)) z = nni_u2d((e > 0) == (z > 0) ? u + 1 : u - 1);
    }
    return vh + z;
}
/* fma in double: the instruction where it is compiled in; glibc's, which is exact and takes the
 * instruction where the processor has it; else the emulation (other libms have been wrong). */
#if (defined(__FMA__) || defined(__aarch64__)) && (defined(__GNUC__) || defined(__clang__)) && !defined(__TINYC__)
NNI_FN inline double nni_fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
#elif defined(__GLIBC__)
NNI_FN double nni_fma(double a, double b, double c) { return fma(a, b, c); }
#else
NNI_FN double nni_fma(double a, double b, double c) { return nni_fma_soft(a, b, c); }
#endif

/* Two roundings, whatever the compiler would like: the tests look (docs/numerics.md). */
NNI_FN float  nni_probe_f32(float a, float b, float c)    { return a * b + c; }
NNI_FN double nni_probe_f64(double a, double b, double c) { return a * b + c; }
#if defined(__GNUC__) && !defined(__TINYC__)
#define NNI_PREFETCH(p) __builtin_prefetch(p)
#define NNI_PREFETCH2(p) __builtin_prefetch(p, 0, 2)   /* into L2 */
#else
#define NNI_PREFETCH(p) (void)0
#define NNI_PREFETCH2(p) (void)0
#endif
NNI_FN inline uint32_t nni_f2u(float f)    { uint32_t u; memcpy(&u, &f, sizeof u); return u; }
NNI_FN inline float    nni_u2f(uint32_t u) { float f; memcpy(&f, &u, sizeof f); return f; }
/* normals are made in pairs, at most so many at a time */
enum { NNI_PAIRS = 256 };
/* MT19937: one word of the next state, one word as it is drawn */
#define NNI_MT_MIX(a, b) ((((a) & 0x80000000) | ((b) & 0x7ffffffe)) >> 1 ^ ((0 - ((b) & 1)) & 0x9908b0df))
NNI_FN inline uint32_t nni_mt_temper(uint32_t y)
{
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ y >> 18;
}

/* Every kernel is one text, [KERNELS] at the end of this file, compiled once per instruction set
 * with its own vector type (width 1 = plain C for "ref"). The functions get a name per set
 * (nni_vexpf_ref, nni_vexpf_avx2, ...) and are reached through a door each, below. */
/* What a product's kernels need to know; nn_gemm fills it after its checks. kc, mc, nc: blocks of
 * the packed way. */
enum { NNI_RUN_N, NNI_RUN_W, NNI_RUN_T, NNI_RUN_BIG, NNI_RUN_ROW };
/* What training alone needs after the sums comes in by pointer: nn_gemm brings it, nni_gemm_forward
 * does not, so that a program which only asks a model carries none of it. NULL = not in the desc. */
typedef struct nni_gemm_learn {
    void (*act_backward)(float *dx, const float *dy, const float *saved, size_t n, nn_act a, float slope);
    void (*update)(const nn_update *u, float *p, float *m, float *v, size_t ld, const float *g,
                   size_t ldg, size_t rows, size_t n);
} nni_gemm_learn;
typedef struct nni_job_f32 {
    size_t m, n, k, lda, ldb, ldc, ldpre, ldsaved, kc, mc, nc, scratch;   /* scratch: floats per thread */
    const float *a, *b;
    float *c, alpha, beta;
    int ta, tb, path, pack, direct;          /* pack: orientation N packs panels of B; direct: the
                                                sums are the result */
    const nn_gemm_desc *d;
    nni_gemm_learn learn;
} nni_job_f32;
typedef struct nni_job_f64 {
    size_t m, n, k, lda, ldb, ldc, kc, mc, nc, scratch;
    const double *a, *b;
    double *c, alpha, beta;
    int ta, tb, path, pack, direct;
} nni_job_f64;
#define NNI_PASS 1
#include NN_TENSOR_SELF
#undef NNI_PASS
#ifdef NNI_X86
#define NNI_PASS 2
#include NN_TENSOR_SELF
#undef NNI_PASS
#ifndef NN_NO_AVX512
#define NNI_PASS 3
#include NN_TENSOR_SELF
#undef NNI_PASS
#endif
#endif
#ifdef NNI_NEON
#define NNI_PASS 4
#include NN_TENSOR_SELF
#undef NNI_PASS
#endif

/* Instruction sets by number, better ones later. A row holds what each set of this build has to
 * offer: NNI_ROW of a kernel that all have, NNI_ROW_SIMD of one that plain C does without. */
enum { NNI_ISA_REF = 1 };
#if defined(NNI_X86) && defined(NN_NO_AVX512)
#define NNI_ROW(name) nni_##name##_ref, nni_##name##_avx2
#define NNI_ROW_SIMD(name) NULL, nni_##name##_avx2
#elif defined(NNI_X86)
#define NNI_ROW(name) nni_##name##_ref, nni_##name##_avx2, nni_##name##_avx512
#define NNI_ROW_SIMD(name) NULL, nni_##name##_avx2, nni_##name##_avx512
#elif defined(NNI_NEON)
#define NNI_ROW(name) nni_##name##_ref, nni_##name##_neon
#define NNI_ROW_SIMD(name) NULL, nni_##name##_neon
#else
#define NNI_ROW(name) nni_##name##_ref
#define NNI_ROW_SIMD(name) NULL
#endif
NNI_FN const char *nni_isa_text(int isa)
{
    static const char *const text[] = {
#if defined(NNI_X86)
        "ref", "avx2", "avx512"
#elif defined(NNI_NEON)
        "ref", "neon"
#else
        "ref"
#endif
    };
    return text[isa - 1];
}
/* What CPU and system offer: a register file counts only when the system saves it (XCR0). */
NNI_FN int nni_isa_detect(void)
{
#if defined(NNI_X86)
    unsigned a, b, c, d, lo, hi, c1;
    /* OSXSAVE, AVX, FMA */
    if (!__get_cpuid(1, &a, &b, &c1, &d) || !(c1 & (1u << 27)) || !(c1 & (1u << 28)) ||
        !(c1 & (1u << 12)))
        return 1;
    /* xgetbv */
    __asm__ __volatile__(".byte 0x0f, 0x01, 0xd0" : "=a"(lo), "=d"(hi) : "c"(0));
    /* AVX2 */
    if ((lo & 0x06) != 0x06 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & (1u << 5))) return 1;
    (void)hi;
#ifndef NN_NO_AVX512
    /* F DQ BW VL */
    if ((lo & 0xE6) == 0xE6 && (b & (1u << 16)) && (b & (1u << 17)) && (b & (1u << 30)) &&
        (b & (1u << 31)))
        return 3;
#endif
    return 2;
#elif defined(NNI_NEON)
    return 2;
#else
    return 1;
#endif
}
/* nni_isa: the set that runs: the best one here, or what NN_ISA in the environment asks for, read
 * once a process. nni_isa_reset, for tests: read again. */
#if defined(NNI_X86) || defined(NNI_NEON)
static int nni_isa_cache;           /* 0 = not chosen yet; written a few times at most, the same value */
NNI_FN NNI_COLD int nni_isa_choose(void)
{
    int best = nni_isa_detect(), i;
    const char *want = getenv("NN_ISA");
    for (i = NNI_ISA_REF; want && i < best; i++)
        if (strcmp(want, nni_isa_text(i)) == 0) best = i;
    NNI_SET(nni_isa_cache, best);
    return best;
}
NNI_FN inline int nni_isa(void)
{
    const int isa = NNI_GET(nni_isa_cache);
    return isa ? isa : nni_isa_choose();
}
NNI_FN void nni_isa_reset(void) { NNI_SET(nni_isa_cache, 0); }
#else                               /* one set, nothing to read */
NNI_FN inline int nni_isa(void) { return NNI_ISA_REF; }
NNI_FN void nni_isa_reset(void) { }
#endif
NN_DEF const char *nn_isa_name(void) { return nni_isa_text(nni_isa()); }

/* ---- [ISA] doors -------------------------------------------------------- */
/* NNI_DOOR(vexpf, ...) makes nni_vexpf_for(isa), which takes the function out of a constant row of the
 * kernel's own, and the function's type, nni_vexpf_fn. So a program carries the kernels that it opens a door to and
 * no others. Where many small calls follow one another, the set is asked for once:
 *     const int isa = nni_isa();
 *     nni_vexpf_for(isa)(y, x, n); */
#define NNI_DOOR_TO(name, row, result, ...)                 \
    typedef result (*nni_##name##_fn)(__VA_ARGS__);         \
    NNI_FN inline nni_##name##_fn nni_##name##_for(int isa) \
    {                                                       \
        static const nni_##name##_fn way[] = { row };       \
        return way[isa - 1];                                \
    }
#define NNI_DOOR(name, result, ...) NNI_DOOR_TO(name, NNI_ROW(name), result, __VA_ARGS__)
#define NNI_DOOR_SIMD(name, result, ...) NNI_DOOR_TO(name, NNI_ROW_SIMD(name), result, __VA_ARGS__)
/* [MATH]; vprob: sigmoid, private, see the kernel */
NNI_DOOR(vexpf, void, float *y, const float *x, size_t n)
NNI_DOOR(vlogf, void, float *y, const float *x, size_t n)
NNI_DOOR(vtanhf, void, float *y, const float *x, size_t n)
NNI_DOOR(vsigmoidf, void, float *y, const float *x, size_t n)
NNI_DOOR(verff, void, float *y, const float *x, size_t n)
NNI_DOOR(vprob, void, double *y, const double *x, size_t n)
NNI_DOOR(fuses, float, const float *p)
NNI_DOOR(sum, float, const float *x, size_t n)
NNI_DOOR(dot, float, const float *x, const float *y, size_t n)
NNI_DOOR(sumsq, double, const float *x, size_t n)
NNI_DOOR(colsum, void, float *out, const float *x, size_t rows, size_t cols, size_t ldx, int accumulate)
/* layers */
NNI_DOOR(act_forward, void, float *y, const float *x, size_t n, nn_act a, float slope)
NNI_DOOR(act_backward, void, float *dx, const float *dy, const float *saved, size_t n, nn_act a,
         float slope)
NNI_DOOR(act_keep, void, float *y, float *keep, const float *x, size_t n, nn_act a)
NNI_DOOR(act_kept, void, float *dx, const float *dy, const float *x, const float *keep, size_t n,
         nn_act a)
NNI_DOOR(bias, void, float *t, size_t ld, const float *bias, size_t rows, size_t n, int relu)
NNI_DOOR(bias_cols, void, float *t, size_t ld, const float *bias, size_t rows, size_t n, int relu)
NNI_DOOR(gather, void, float *z, const float *table, const int32_t *tok, const float *bias, size_t n,
         size_t length, size_t vocab, size_t cols)
NNI_DOOR(scatter, void, float *table, const int32_t *tok, const float *dz, size_t n, size_t length,
         size_t vocab, size_t cols)
NNI_DOOR(bce, void, float *l, float *dz, const float *z, const float *t, const float *q, float f,
         size_t n)
NNI_DOOR(update, void, const nn_update *u, float *p, float *m, float *v, size_t ld, const float *g,
         size_t ldg, size_t rows, size_t n)
/* products; plain C goes through nn_gemm_ref */
NNI_DOOR_SIMD(gemm_f32, void, const nni_job_f32 *jb, size_t i0, size_t i1, size_t j0, size_t j1,
              float *scratch)
NNI_DOOR_SIMD(gemm_f64, void, const nni_job_f64 *jb, size_t i0, size_t i1, size_t j0, size_t j1,
              double *scratch)
NNI_DOOR_SIMD(block_f32, void, size_t m, size_t n, size_t k, const float *p, size_t ps, int cols,
              const float *q, size_t qs, float *t, size_t ldt)
NNI_DOOR_SIMD(flip_f32, void, float *dst, size_t ldd, const float *src, size_t lds, size_t rows,
              size_t cols)
NNI_DOOR_SIMD(row_packed_f32, void, size_t k, const float *a, const float *q, size_t qs, float *t,
              size_t n)
/* draws */
NNI_DOOR(philox, void, uint32_t *out, const uint32_t *ctr, const uint32_t *key, size_t blocks)
NNI_DOOR(box_muller, void, double *out, const uint32_t *w, size_t pairs, const uint64_t *log_tab,
         const uint64_t *sin_tab)
NNI_DOOR(mt_twist, void, uint32_t *mt)
NNI_DOOR(mt_temper, void, uint32_t *out, const uint32_t *in, size_t n)
NNI_DOOR(polar_tries, size_t, double *a, double *b, double *r, const uint32_t *w, size_t m)
NNI_DOOR(polar_count, size_t, const uint32_t *raw, size_t m)
NNI_DOOR(polar, void, double *out, const double *a, const double *b, const double *r, size_t k,
         const uint64_t *log_tab)
/* The tile of a product: rows, and floats of a row (of doubles half as many). */
NNI_FN size_t nni_tile_rows(int isa)
{
    static const unsigned char rows[] = { NNI_ROW(tile_rows) };
    return rows[isa - 1];
}
NNI_FN size_t nni_tile_cols(int isa)
{
    static const unsigned char cols[] = { NNI_ROW(tile_cols) };
    return cols[isa - 1];
}

NN_DEF int nn_thread_count(int wanted)
{
#ifdef _OPENMP
    int most = omp_in_parallel() ? 1 : omp_get_max_threads();
    return wanted <= 0 || wanted > most ? most : wanted;
#else
    (void)wanted;
    return 1;
#endif
}
NN_DEF int nn_denormals_ok(void)
{
    volatile float small = 1.17549435e-38f, tiny = 1.0e-40f, half = 0.5f, big = 1.0e30f;
    /* a denormal as result, a denormal as operand */
    volatile float out = small * half, in = tiny * big;
    return out > 0.0f && in > 0.0f;
}
/* What the compiler was let do to arithmetic, tried on numbers that it cannot see: 1 = nothing, else
 * a row of wrong[] below. */
NNI_FN NNI_COLD int nni_trial(void)
{
    /* x and its root, each next to the middle between two doubles */
    static const uint64_t root[][2] = { { 0x4008080b9a37e02e, 0x3ffbbb1fa16e28bd },
        { 0x3fd1c054b77cbc7a, 0x3fe0da5884b92763 }, { 0x3fe3309433b5bb14, 0x3fe8c7cdc4dc1723 },
        { 0x3feba2913d00ab07, 0x3fedbccf040c121d }, { 0x3fd5809d6a5cd368, 0x3fe28c5b9ea702a1 } };
    volatile double d[] = { 1.0 + 1.0 / 1073741824.0, 1.0 - 1.0 / 1073741824.0, 1.0, 1e-30, 49.0, 98.0, 147.0, 196.0 };
    volatile float f[] = { 1.0f + 1.0f / 8192.0f, 1.0f - 1.0f / 8192.0f, 1.0f };
    const double a = d[0], b = d[1], one = d[2], tiny = d[3], n = d[4];
    const double sum = one + tiny, q1 = d[4] / 49.0, q2 = d[5] / n, q3 = d[6] / n, q4 = d[7] / n;
    const float p[3] = { f[0], f[1], f[2] };
    size_t i;
    /* each product lies just below 1 and rounds to 1 */
    if (a * b - one < 0.0 || p[0] * p[1] - p[2] < 0.0f || nni_fuses_for(nni_isa())(p) < 0.0f) return 4;
    if (sum - one > 0.0) return 5;
    if (q1 < 1.0 || q2 < 2.0 || q3 < 3.0 || q4 < 4.0) return 6;
    for (i = 0; i < sizeof root / sizeof *root; i++) {
        volatile double x = nni_u2d(root[i][0]);
        if (nni_d2u(nni_sqrt(x)) != root[i][1]) return 7;
    }
    return 1;
}
NN_DEF nn_status nn_arithmetic_check(const char *who, nn_error *err)
{
#ifdef NN_ALLOW_FAST_MATH
    (void)who;
    (void)err;
    return NN_OK;
#else
    static const char *const wrong[] = { "this thread rounds otherwise than to nearest (fesetround?)",
        "this thread flushes denormals to zero (is something linked with -ffast-math?)",
        "the compiler fuses products and sums: build with -ffp-contract=off",
        "the compiler re-associates sums: build without -fassociative-math",
        "the compiler multiplies by reciprocals: build without -freciprocal-math",
        "sqrt of this system is not correctly rounded" };
    static int tried;                    /* 0 = not yet; written a few times at most, the same value */
    volatile double one = 1.0, tiny = 1e-30;
    int is = NNI_GET(tried);
    if (!is) {
        is = nni_trial();
        NNI_SET(tried, is);
    }
    if (one + tiny > 1.0 || one - tiny < 1.0) is = 2;
    else if (!nn_denormals_ok()) is = 3;
    if (is == 1) return NN_OK;
    return nn_error_set(err, NN_E_UNSUPPORTED, "%s: %s: results would differ from other machines'", who,
                        wrong[is - 2]);
#endif
}

/* ---- [MATH] ------------------------------------------------------------- */
/* float: the algorithms stand in [KERNELS] */
NN_DEF float nn_expf(float x)     { return nni_exp_ref(x); }
NN_DEF float nn_logf(float x)     { return nni_log_ref(x); }
NN_DEF float nn_tanhf(float x)    { return nni_tanh_ref(x); }
NN_DEF float nn_sigmoidf(float x) { return nni_sigmoid_ref(x); }
NN_DEF float nn_erff(float x)     { return nni_erf_ref(x); }
NN_DEF void nn_vexpf(float *y, const float *x, size_t n)     { nni_vexpf_for(nni_isa())(y, x, n); }
NN_DEF void nn_vlogf(float *y, const float *x, size_t n)     { nni_vlogf_for(nni_isa())(y, x, n); }
NN_DEF void nn_vtanhf(float *y, const float *x, size_t n)    { nni_vtanhf_for(nni_isa())(y, x, n); }
NN_DEF void nn_vsigmoidf(float *y, const float *x, size_t n) { nni_vsigmoidf_for(nni_isa())(y, x, n); }
NN_DEF void nn_verff(float *y, const float *x, size_t n)     { nni_verff_for(nni_isa())(y, x, n); }
NN_DEF float  nn_sum_f32(const float *x, size_t n)                  { return nni_sum_for(nni_isa())(x, n); }
NN_DEF float  nn_dot_f32(const float *x, const float *y, size_t n)  { return nni_dot_for(nni_isa())(x, y, n); }
NN_DEF double nn_sumsq_f32(const float *x, size_t n)                { return nni_sumsq_for(nni_isa())(x, n); }

/* ---- [MATH] double ------------------------------------------------------ */
/* exp, log and what is made of them. No fma in here: these run on every path, and its emulation is
 * slow. Tables and constants: computed to 400 bits, rounded once. */
/* {hi, lo} of 2^(i/64), i = 0..63 */
static const uint64_t nni_exp_tab[128] = {
    0x3ff0000000000000, 0x0000000000000000, 0x3ff02c9a3e778061, 0xbc719083535b085d,
    0x3ff059b0d3158574, 0x3c8d73e2a475b465, 0x3ff0874518759bc8, 0x3c6186be4bb284ff,
    0x3ff0b5586cf9890f, 0x3c98a62e4adc610b, 0x3ff0e3ec32d3d1a2, 0x3c403a1727c57b53,
    0x3ff11301d0125b51, 0xbc96c51039449b3a, 0x3ff1429aaea92de0, 0xbc932fbf9af1369e,
    0x3ff172b83c7d517b, 0xbc819041b9d78a76, 0x3ff1a35beb6fcb75, 0x3c8e5b4c7b4968e4,
    0x3ff1d4873168b9aa, 0x3c9e016e00a2643c, 0x3ff2063b88628cd6, 0x3c8dc775814a8495,
    0x3ff2387a6e756238, 0x3c99b07eb6c70573, 0x3ff26b4565e27cdd, 0x3c82bd339940e9d9,
    0x3ff29e9df51fdee1, 0x3c8612e8afad1255, 0x3ff2d285a6e4030b, 0x3c90024754db41d5,
    0x3ff306fe0a31b715, 0x3c86f46ad23182e4, 0x3ff33c08b26416ff, 0x3c932721843659a6,
    0x3ff371a7373aa9cb, 0xbc963aeabf42eae2, 0x3ff3a7db34e59ff7, 0xbc75e436d661f5e3,
    0x3ff3dea64c123422, 0x3c8ada0911f09ebc, 0x3ff4160a21f72e2a, 0xbc5ef3691c309278,
    0x3ff44e086061892d, 0x3c489b7a04ef80d0, 0x3ff486a2b5c13cd0, 0x3c73c1a3b69062f0,
    0x3ff4bfdad5362a27, 0x3c7d4397afec42e2, 0x3ff4f9b2769d2ca7, 0xbc94b309d25957e3,
    0x3ff5342b569d4f82, 0xbc807abe1db13cad, 0x3ff56f4736b527da, 0x3c99bb2c011d93ad,
    0x3ff5ab07dd485429, 0x3c96324c054647ad, 0x3ff5e76f15ad2148, 0x3c9ba6f93080e65e,
    0x3ff6247eb03a5585, 0xbc9383c17e40b497, 0x3ff6623882552225, 0xbc9bb60987591c34,
    0x3ff6a09e667f3bcd, 0xbc9bdd3413b26456, 0x3ff6dfb23c651a2f, 0xbc6bbe3a683c88ab,
    0x3ff71f75e8ec5f74, 0xbc816e4786887a99, 0x3ff75feb564267c9, 0xbc90245957316dd3,
    0x3ff7a11473eb0187, 0xbc841577ee04992f, 0x3ff7e2f336cf4e62, 0x3c705d02ba15797e,
    0x3ff82589994cce13, 0xbc9d4c1dd41532d8, 0x3ff868d99b4492ed, 0xbc9fc6f89bd4f6ba,
    0x3ff8ace5422aa0db, 0x3c96e9f156864b27, 0x3ff8f1ae99157736, 0x3c85cc13a2e3976c,
    0x3ff93737b0cdc5e5, 0xbc675fc781b57ebc, 0x3ff97d829fde4e50, 0xbc9d185b7c1b85d1,
    0x3ff9c49182a3f090, 0x3c7c7c46b071f2be, 0x3ffa0c667b5de565, 0xbc9359495d1cd533,
    0x3ffa5503b23e255d, 0xbc9d2f6edb8d41e1, 0x3ffa9e6b5579fdbf, 0x3c90fac90ef7fd31,
    0x3ffae89f995ad3ad, 0x3c97a1cd345dcc81, 0x3ffb33a2b84f15fb, 0xbc62805e3084d708,
    0x3ffb7f76f2fb5e47, 0xbc75584f7e54ac3b, 0x3ffbcc1e904bc1d2, 0x3c823dd07a2d9e84,
    0x3ffc199bdd85529c, 0x3c811065895048dd, 0x3ffc67f12e57d14b, 0x3c92884dff483cad,
    0x3ffcb720dcef9069, 0x3c7503cbd1e949db, 0x3ffd072d4a07897c, 0xbc9cbc3743797a9c,
    0x3ffd5818dcfba487, 0x3c82ed02d75b3707, 0x3ffda9e603db3285, 0x3c9c2300696db532,
    0x3ffdfc97337b9b5f, 0xbc91a5cd4f184b5c, 0x3ffe502ee78b3ff6, 0x3c839e8980a9cc8f,
    0x3ffea4afa2a490da, 0xbc9e9c23179c2893, 0x3ffefa1bee615a27, 0x3c9dc7f486a4b6b0,
    0x3fff50765b6e4540, 0x3c99d3e12dd8a18b, 0x3fffa7c1819e90d8, 0x3c874853f3a5931e
};
/* {1/c, log c in two parts}: interval i of m in [1, 2), taken as m / 2 from i = 53 on; 1/c is a
 * multiple of 1/512, exactly 1 next to m = 1; the upper part of log c is a multiple of 2^-41, so
 * that it adds to k log 2's without rounding */
static const uint64_t nni_log_tab[385] = {               /* the last row is read as four */
    0x3ff0000000000000, 0x0000000000000000, 0x0000000000000000, 0x3fefa00000000000,
    0x3f882448a3880000, 0x3d34554412c584e0, 0x3fef600000000000, 0x3f9432a925980000, 0x3d098139928637fe,
    0x3fef200000000000, 0x3f9c63d2ec140000, 0x3d455e318fe7acbd, 0x3feef00000000000,
    0x3fa149e3e4000000, 0x3d46a33ab2df4b82, 0x3feeb00000000000, 0x3fa5715c4c040000, 0xbd38888ddfc47628,
    0x3fee700000000000, 0x3fa9a187b5740000, 0xbd30c22e4ec4d90d, 0x3fee400000000000,
    0x3faccb73cdde0000, 0xbd434d1e48fb0501, 0x3fee000000000000, 0x3fb08598b59e0000, 0x3d4d034451fecdfb,
    0x3fedd00000000000, 0x3fb2207b5c788000, 0xbd45b13981f79c21, 0x3fed900000000000,
    0x3fb4485e03dc0000, 0xbd40295c8b96caa5, 0x3fed600000000000, 0x3fb5e95a4d978000, 0x3d31cb7ce1d17171,
    0x3fed200000000000, 0x3fb8197e2f410000, 0xbd3c0fe460d20041, 0x3fecf00000000000,
    0x3fb9c0c32d4d0000, 0x3d42a41fb0be3ccc, 0x3fecc00000000000, 0x3fbb6ac88dad8000, 0xbd427210057eed1d,
    0x3fec900000000000, 0x3fbd179788218000, 0x3d336433b5efbeed, 0x3fec600000000000,
    0x3fbec739830a0000, 0x3d311fcba80cdd10, 0x3fec200000000000, 0x3fc08598b59e4000, 0xbd27e5dd7009902c,
    0x3febf00000000000, 0x3fc160c8024b4000, 0xbd484f4b55bfd871, 0x3febc00000000000,
    0x3fc23d712a49c000, 0x3d100d238fd3df5c, 0x3feb900000000000, 0x3fc31b994d3a4000, 0x3d3f098ee3a50810,
    0x3feb600000000000, 0x3fc3fb45a5994000, 0xbd4734761f9a8d53, 0x3feb300000000000,
    0x3fc4dc7b897bc000, 0x3d0c79b60ae1ff0f, 0x3feb100000000000, 0x3fc5737cc9018000, 0x3d39baa7a6b887f6,
    0x3feae00000000000, 0x3fc6574ebe8c0000, 0x3d4339f1658785cf, 0x3feab00000000000,
    0x3fc73cb9074fc000, 0x3d414cab797ffd2d, 0x3fea800000000000, 0x3fc823c16551c000, 0xbd4c3e448cb39c30,
    0x3fea500000000000, 0x3fc90c6db9fcc000, 0xbd1935f57718d7ca, 0x3fea300000000000,
    0x3fc9a8778debc000, 0xbd45c782e0809e38, 0x3fea000000000000, 0x3fca93ed3c8ac000, 0x3d49e36f2bea77a6,
    0x3fe9d00000000000, 0x3fcb811730b84000, 0xbd4c2df2f88c6513, 0x3fe9b00000000000,
    0x3fcc2028ab180000, 0xbd292e0ee55c7ac6, 0x3fe9800000000000, 0x3fcd1037f2654000, 0x3d4e7b5818a49092,
    0x3fe9600000000000, 0x3fcdb13db0d48000, 0x3d32806a847527e6, 0x3fe9300000000000,
    0x3fcea4449f04c000, 0xbd450b74ce466ae5, 0x3fe9100000000000, 0x3fcf474b134e0000, 0xbd3bae49f1df7b5e,
    0x3fe8e00000000000, 0x3fd01eae5626c000, 0x3d3a43dcfade85ae, 0x3fe8c00000000000,
    0x3fd07138604d6000, 0xbd3e76324e912b17, 0x3fe8a00000000000, 0x3fd0c42d67616000, 0x3d27188b163ceae9,
    0x3fe8700000000000, 0x3fd14167ef368000, 0xbd40f9fc3ed92a85, 0x3fe8500000000000,
    0x3fd1956d3b9bc000, 0x3d27d2f73ad1aa14, 0x3fe8300000000000, 0x3fd1e9e16788a000, 0xbd382eaed3c8b65e,
    0x3fe8000000000000, 0x3fd269621134e000, 0xbd31b61f10522625, 0x3fe7e00000000000,
    0x3fd2bef07cdca000, 0xbd4958c16d6bfec3, 0x3fe7c00000000000, 0x3fd314f1e1d36000, 0xbd28e27ad3213cb8,
    0x3fe7a00000000000, 0x3fd36b6776be2000, 0xbd4dd22649e1d107, 0x3fe7800000000000,
    0x3fd3c25277334000, 0xbd4cf895693f2854, 0x3fe7500000000000, 0x3fd44591e053a000, 0xbd06e95892923d88,
    0x3fe7300000000000, 0x3fd49da7f3bcc000, 0x3d307b334daf4b9a, 0x3fe7100000000000,
    0x3fd4f637ebbaa000, 0xbd3fc158cb3124b9, 0x3fe6f00000000000, 0x3fd54f431b7be000, 0x3d1a8954c0910952,
    0x3fe6d00000000000, 0x3fd5a8cadbbee000, 0xbcf7c79b0af7ecf8, 0x3fe6b00000000000,
    0x3fd602d08af0a000, 0xbd4c282dd1241813, 0x3ff6900000000000, 0xbfd5ff3070a7a000, 0x3d48586f183bebf2,
    0x3ff6700000000000, 0xbfd5a42ab0f4c000, 0xbd4fc338a1a4108b, 0x3ff6500000000000,
    0xbfd548a2c3ade000, 0x3d4b3a60673df8c2, 0x3ff6300000000000, 0xbfd4ec9732600000, 0xbd234d7aaf04d104,
    0x3ff6180000000000, 0xbfd4a7373ced0000, 0x3d39a234ebf35449, 0x3ff5f80000000000,
    0xbfd44a41b463c000, 0xbd31ee28f37cf612, 0x3ff5d80000000000, 0xbfd3ecc460ef6000, 0x3d06028627c1300f,
    0x3ff5b80000000000, 0xbfd38ebdb38ee000, 0x3d49be9f4660acd8, 0x3ff5a00000000000,
    0xbfd347dd9a988000, 0x3d25594dd4c58092, 0x3ff5800000000000, 0xbfd2e8e2bae12000, 0x3d267b1e99b72bd8,
    0x3ff5600000000000, 0xbfd2895a13de8000, 0xbd3a8d7ad24c13f0, 0x3ff5480000000000,
    0xbfd241558bfd2000, 0x3d47f80066eb81a9, 0x3ff5280000000000, 0xbfd1e0d0c3372000, 0x3d428386ab2795b0,
    0x3ff5100000000000, 0xbfd1980d2dd42000, 0xbd2b7b3a7a361c9a, 0x3ff4f00000000000,
    0xbfd136870293a000, 0xbd4160bdb314c76f, 0x3ff4d80000000000, 0xbfd0ed005f658000, 0x3d22dc75285aa803,
    0x3ff4c00000000000, 0xbfd0a324e273a000, 0x3d4e39411810bfcf, 0x3ff4a00000000000,
    0xbfd0402594b4e000, 0x3d4f7e4a3b085e94, 0x3ff4880000000000, 0xbfcfeb0233e60000, 0xbd2f316e32d5e8c7,
    0x3ff4700000000000, 0xbfcf550a564b8000, 0x3d2323e3a09202fe, 0x3ff4500000000000,
    0xbfce8c0252aa4000, 0xbd4a5fe91fc5c640, 0x3ff4380000000000, 0xbfcdf46c0c724000, 0x3d42d0bea7a437e3,
    0x3ff4200000000000, 0xbfcd5c216b4fc000, 0x3d21ba91bbca681b, 0x3ff4080000000000,
    0xbfccc320c0178000, 0x3d4afdbf1966b21b, 0x3ff3f00000000000, 0xbfcc2968558c0000, 0xbd48c0a308471d70,
    0x3ff3d80000000000, 0xbfcb8ef670420000, 0xbd387533321788e0, 0x3ff3c00000000000,
    0xbfcaf3c94e80c000, 0x3cba4e633fcd9066, 0x3ff3a80000000000, 0xbfca57df28244000, 0xbd3b99c8ca1d9abb,
    0x3ff3900000000000, 0xbfc9bb362e7e0000, 0x3d21f2a8a1ce0ffc, 0x3ff3780000000000,
    0xbfc91dcc8c340000, 0xbd37bc6abddeff46, 0x3ff3600000000000, 0xbfc87fa06520c000, 0xbd322120401202fc,
    0x3ff3480000000000, 0xbfc7e0afd630c000, 0xbd139e7c1d8f1034, 0x3ff3300000000000,
    0xbfc740f8f5404000, 0x3d30b66c99018aa1, 0x3ff3180000000000, 0xbfc6a079d0f7c000, 0x3d452e03ddb97585,
    0x3ff3000000000000, 0xbfc5ff3070a78000, 0xbd43d3c873e20a07, 0x3ff2e80000000000,
    0xbfc55d1ad4234000, 0x3d429135912cdc0c, 0x3ff2d80000000000, 0xbfc4f099f4a24000, 0x3d3e9bf2fafeaf27,
    0x3ff2c00000000000, 0xbfc44d2b6ccb8000, 0x3d170cc16135783c, 0x3ff2a80000000000,
    0xbfc3a8eb2d31c000, 0x3d4c8a09105455f8, 0x3ff2900000000000, 0xbfc303d718e48000, 0x3cd680b5ce3ecb05,
    0x3ff2800000000000, 0xbfc29552f8200000, 0x3d35b967f4471dfc, 0x3ff2680000000000,
    0xbfc1eed90e2dc000, 0xbd1615637097648f, 0x3ff2500000000000, 0xbfc1478584674000, 0xbd1563451027c750,
    0x3ff2400000000000, 0xbfc0d77e7cd08000, 0xbd3cb2cd2ee2f482, 0x3ff2280000000000,
    0xbfc02ebb42bf4000, 0x3d15a8fa5ce00e5d, 0x3ff2180000000000, 0xbfbf7b79fec38000, 0x3d010987e897ed01,
    0x3ff2000000000000, 0xbfbe27076e2b0000, 0x3d2a342c2af0003c, 0x3ff1f00000000000,
    0xbfbd4313d66c8000, 0xbd49aeaf21bb2a3b, 0x3ff1d80000000000, 0xbfbbeba818148000, 0x3d389b78b6df1f57,
    0x3ff1c80000000000, 0xbfbb05b49bee8000, 0x3d4e00dd3e707b5a, 0x3ff1b00000000000,
    0xbfb9ab4246200000, 0xbd49d66df661e3e8, 0x3ff1a00000000000, 0xbfb8c345d6318000, 0xbd3b20f5acb42a66,
    0x3ff1880000000000, 0xbfb765bf23a68000, 0xbd4f09a1fe51ded5, 0x3ff1780000000000,
    0xbfb67bb0726f0000, 0x3d4f8236d258429c, 0x3ff1680000000000, 0xbfb590cafdf00000, 0xbd3c284f5722abaa,
    0x3ff1500000000000, 0xbfb42edcbea68000, 0x3d4c87e222b06ca6, 0x3ff1400000000000,
    0xbfb341d7961c0000, 0x3d4717b6b33e44f8, 0x3ff1300000000000, 0xbfb253f62f0a0000, 0xbd3416f8fb69a701,
    0x3ff1180000000000, 0xbfb0ed839b550000, 0xbd437f05c95baa26, 0x3ff1080000000000,
    0xbfaffae9119c0000, 0x3d4b3f322f674eab, 0x3ff0f80000000000, 0xbfae19070c270000, 0xbd48056e66e7585f,
    0x3ff0e80000000000, 0xbfac355dd0920000, 0xbd2f2ccc9abf8388, 0x3ff0d00000000000,
    0xbfa95c830ec90000, 0x3d2c148297c5feb8, 0x3ff0c00000000000, 0xbfa77458f6330000, 0x3d3181dce586af09,
    0x3ff0b00000000000, 0xbfa58a5bafc90000, 0x3d2b2b739570ad39, 0x3ff0a00000000000,
    0xbfa39e87b9ff0000, 0x3d40a815bfa937f5, 0x3ff0900000000000, 0xbfa1b0d989240000, 0x3d33401e9ae889bb,
    0x3ff0780000000000, 0xbf9d91a66c540000, 0xbd2e61f1658cfb9a, 0x3ff0680000000000,
    0xbf99ace7551c0000, 0xbd48a289a04e0efc, 0x3ff0580000000000, 0xbf95c45a51b80000, 0xbd4a711277a49e0a,
    0x3ff0480000000000, 0xbf91d7f7eb9e0000, 0xbd4d7cd8af80670b, 0x3ff0380000000000,
    0xbf8bcf712c740000, 0xbd1c25e097bd9771, 0x3ff0280000000000, 0xbf83e7295d240000, 0xbd4a7d8f803597bb,
    0x3ff0180000000000, 0xbf77ee11ebd80000, 0xbd0749d3c2d23a07, 0x3ff0000000000000, 0x0000000000000000, 0x0000000000000000
};
#define NNI_LN2_HI 0.6931471805601177
#define NNI_LN2_LO -1.7239444525614835e-13
/* exp(x + xl) = (*hi + *lo) 2^*k, |x| <= 750, xl small beside x: x = (64 k + j) log(2)/64 + r, |r|
 * <= log(2)/128; 2^(j/64) from the table times a series of degree 6. Relative error below 2^-60. */
NNI_FN double nni_exp_core(double x, double xl, double *lo, int *k)
{
    double n = (x * 92.33248261689366 + 6755399441055744.0) - 6755399441055744.0, r, p, th;
    int i = (int)n, j = i & 63;
    r = (x - n * 0.010830424696450791) - (n * -2.0164562921995537e-13 - xl);
    p = r + r * r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0)))));
    th = nni_u2d(nni_exp_tab[2 * j]);
    *k = (i - j) / 64;
    return nni_fast_sum(th, th * p + nni_u2d(nni_exp_tab[2 * j + 1]), lo);
}
/* y 2^k with one rounding for |y| in (0.5, 4) */
NNI_FN double nni_scale(double y, int k)
{
    if (k > -1000 && k < 1000) return y * nni_u2d((uint64_t)(k + 1023) << 52);
    if (k > 0) return y * 2.0 * nni_u2d((uint64_t)((k > 1024 ? 1024 : k) - 1 + 1023) << 52);
    return y * nni_u2d((uint64_t)(k + 1100 + 1023 < 1 ? 1 : k + 1100 + 1023) << 52) *
           nni_u2d((uint64_t)(1023 - 1000) << 52) * nni_u2d((uint64_t)(1023 - 100) << 52);
}
NN_DEF double nn_exp(double x)
{
    double lo, hi;
    int k;
    if (!(x < 709.79)) return x != x ? nni_nan() : nni_infinity();
    if (x < -745.2) return 0.0;
    hi = nni_exp_core(x, 0.0, &lo, &k);
    return nni_scale(hi, k);
}
NN_DEF double nn_expm1(double x)
{
    double lo, hi, s, e;
    int k;
    /* the series itself; x^2/2 stands apart so that its rounding stays small */
    if (x > -0.35 && x < 0.35) {
        double q = x * x * x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 +
                x * (1.0 / 5040.0 + x * (1.0 / 40320.0 + x * (1.0 / 362880.0 +
                x * (1.0 / 3628800.0 + x * (1.0 / 39916800.0 + x * (1.0 / 479001600.0 +
                x * (1.0 / 6227020800.0 + x * (1.0 / 87178291200.0))))))))))));
        if (x > -1e-17 && x < 1e-17) return x;               /* also keeps -0 and the denormals */
        hi = nni_two_prod(x, 0.5 * x, &lo);
        s = nni_fast_sum(x, hi, &e);
        return s + (q + (lo + e));
    }
    if (!(x < 709.79)) return x != x ? nni_nan() : nni_infinity();
    if (x < -40.0) return -1.0;
    hi = nni_exp_core(x, 0.0, &lo, &k);
    if (k > 100) return nni_scale(hi, k);
    hi = nni_scale(hi, k);
    lo = nni_scale(lo, k);
    s = nni_two_sum(hi, -1.0, &e);
    return s + (e + lo);
}
/* log(x 2^dk + xl 2^dk) = hi + *lo for a normal x > 0, |xl| <= ulp(x) / 2. With precise the square
 * term is carried exactly:
 * relative error below 2^-66 instead of 2^-58. */
NNI_FN double nni_log_core(double x, double xl, int dk, double *lo, int precise)
{
    uint64_t u = nni_d2u(x);
    unsigned i = (unsigned)(u >> 45) & 127;
    int k = (int)(u >> 52) - 1023 + dk + (i >= 53);
    double m, mh, inv, rh, rl, r, r2, w, s, e, q, c;
    u = (u & 0xfffffffffffff) | (uint64_t)(i >= 53 ? 1022 : 1023) << 52;
    m = nni_u2d(u);
    mh = nni_u2d(u & 0xfffffffff8000000);
    inv = nni_u2d(nni_log_tab[3 * i]);
    rh = mh * inv - 1.0;                                     /* both exact: 26 + 10 bits */
    rl = (m - mh) * inv;
    if (xl != 0.0) {                                         /* bring xl to m's scale */
        int sh = (int)(nni_d2u(x) >> 52) - (i >= 53 ? 1022 : 1023);
        xl = sh < 1000 ? xl * nni_u2d((uint64_t)(1023 - sh) << 52) : 0.0;
        rl = nni_two_sum(rl, xl * inv, &c);
        r = nni_two_sum(rh, rl, &rl);
        rl += c;
    } else r = nni_fast_sum(rh, rl, &rl);
    w = (double)k * NNI_LN2_HI + nni_u2d(nni_log_tab[3 * i + 1]);     /* exact */
    s = nni_fast_sum(w, r, &e);
    r2 = r * r;
    q = r2 * (r * (1.0 / 3.0) +
              r2 * ((-0.25 + r * 0.2) + r2 * ((-1.0 / 6.0 + r * (1.0 / 7.0)) - r2 * 0.125)));
    c = (double)k * NNI_LN2_LO + nni_u2d(nni_log_tab[3 * i + 2]) + rl;
    if (precise && (r > 1e-100 || r < -1e-100)) {
        double p, pe, se;
        p = nni_two_prod(r, -0.5 * r, &pe);
        s = nni_fast_sum(s, p, &se);
        return nni_fast_sum(
            s, e + (se + (pe + (q + r2 * r2 * r2 * r2 * r * (1.0 / 9.0) - rl * r + c))), lo);
    }
    *lo = e + (q - 0.5 * r2 + c);
    return s;
}
NN_DEF double nn_log(double x)
{
    double hi, lo;
    uint64_t u = nni_d2u(x);
    int dk = 0;
    if (u - 0x0010000000000000 >= 0x7fe0000000000000) {      /* not a positive normal number */
        if (x == 0) return -nni_infinity();
        if (!(x > 0)) return nni_nan();
        if (x == nni_infinity()) return x;
        x *= 18014398509481984.0;                            /* 2^54 */
        dk = -54;
    }
    hi = nni_log_core(x, 0.0, dk, &lo, 0);
    return hi + lo;
}
NN_DEF double nn_log1p(double x)
{
    double hi, lo, u, c;
    if (x > -1e-17 && x < 1e-17) return x;
    if (!(x > -1.0)) return x == -1.0 ? -nni_infinity() : nni_nan();
    if (x > 1e300) return x == nni_infinity() ? x : nn_log(x);
    u = nni_two_sum(1.0, x, &c);
    hi = nni_log_core(u, c, 0, &lo, 0);
    return hi + lo;
}
/* (ah + al) / (bh + bl) = q + *lo */
NNI_FN double nni_div2(double ah, double al, double bh, double bl, double *lo)
{
    double q = ah / bh, e, p = nni_two_prod(q, bh, &e);
    *lo = ((ah - p) - e + al - q * bl) / bh;
    return q;
}
NN_DEF double nn_sigmoid(double x)
{
    double hi, lo, d, e, q;
    int k;
    if (x != x) return nni_nan();
    if (x > 40.0) return 1.0;
    if (x < -40.0) return nn_exp(x);
    hi = nni_exp_core(x < 0 ? x : -x, 0.0, &lo, &k);         /* t = exp(-|x|) */
    hi = nni_scale(hi, k);
    lo = nni_scale(lo, k);
    d = nni_fast_sum(1.0, hi, &e);
    e += lo;
    /* t / (1 + t) or 1 / (1 + t) */
    q = x < 0 ? nni_div2(hi, lo, d, e, &lo) : nni_div2(1.0, 0.0, d, e, &lo);
    return q + lo;
}
NN_DEF double nn_tanh(double x)
{
    double a = x < 0 ? -x : x, hi, lo, d, e, q;
    int k;
    if (x != x) return nni_nan();
    /* continued from x: x - x^3/3 + 2x^5/15 - ... */
    if (a < 0.2) {
        double z = x * x;
        if (a < 1e-8) return x;
        q = x * z * (-1.0 / 3.0 + z * (2.0 / 15.0 + z * (-17.0 / 315.0 + z * (62.0 / 2835.0 +
                z * (-1382.0 / 155925.0 + z * (21844.0 / 6081075.0 +
                z * (-929569.0 / 638512875.0 + z * (6404582.0 / 10854718875.0 +
                z * (-443861162.0 / 1856156927625.0)))))))));
        return x + q;
    }
    if (a > 22.0) return x < 0 ? -1.0 : 1.0;
    hi = nni_exp_core(-2.0 * a, 0.0, &lo, &k);               /* t = exp(-2a): (1 - t) / (1 + t) */
    hi = nni_scale(hi, k);
    lo = nni_scale(lo, k);
    d = nni_fast_sum(1.0, hi, &e);
    q = nni_fast_sum(1.0, -hi, &a);
    q = nni_div2(q, a - lo, d, e + lo, &lo);
    q += lo;
    return x < 0 ? -q : q;
}
NN_DEF double nn_pow(double x, double y)
{
    double hi, lo, ph, pl, ay = y < 0 ? -y : y, sign = 1.0;
    uint64_t u = nni_d2u(x) & 0x7fffffffffffffff;
    int odd = 0, whole = 0, k, dk = 0;
    if (y == 0 || x == 1.0) return 1.0;
    if (x != x || y != y) return nni_nan();
    /* every double from 2^53 on is an even integer */
    if (ay >= 9007199254740992.0) whole = 1;
    else if (ay >= 1.0 || ay == 0) {
        double f = (double)(int64_t)ay;
        whole = f == ay;
        odd = whole && ((int64_t)ay & 1);
    }
    if (u == 0 || u == 0x7ff0000000000000) {                 /* 0 or infinity */
        hi = (u == 0) == (y < 0) ? nni_infinity() : 0.0;
        return odd && nni_d2u(x) >> 63 ? -hi : hi;
    }
    if (ay == nni_infinity()) {
        if (u == 0x3ff0000000000000) return 1.0;
        return (u > 0x3ff0000000000000) == (y > 0) ? nni_infinity() : 0.0;
    }
    if (nni_d2u(x) >> 63) {
        if (!whole) return nni_nan();
        if (odd) sign = -1.0;
        x = -x;
        if (x == 1.0) return sign;
    }
    if (u < 0x0010000000000000) { x *= 18014398509481984.0; dk = -54; }
    hi = nni_log_core(x, 0.0, dk, &lo, 1);
    ph = y * hi;
    if (!(ph < 709.79)) return sign * nni_infinity();
    if (ph < -745.2) return sign * 0.0;
    if (ph > -1e-17 && ph < 1e-17) return sign;
    if (ay > 1e-140 && (hi > 1e-140 || hi < -1e-140) && ay < 1e280) ph = nni_two_prod(y, hi, &pl);
    else pl = 0.0;
    ph = nni_exp_core(ph, pl + y * lo, &lo, &k);
    return sign * nni_scale(ph, k);
}
/* {erf(c) in two parts, 2/sqrt(pi) exp(-c^2)} at c = i/8, i = 6..48 */
static const uint64_t nni_erf_tab[129] = {
    0x3fe6c1c9759d0e5f, 0x3c8b1432f2cbc455, 0x3fe492e42d78d2c5, 0x3fe91724951b8fc6,
    0xbc827912dd352f8b, 0x3fe0cab61f084b93, 0x3feaf767a741088b, 0xbc7c97f778122797, 0x3fda911f096fbc26,
    0x3fec6dad2829ec62, 0xbc6ab76d4cba3d05, 0x3fd45e99bcbb7915, 0x3fed8865d98abe01,
    0xbc8fcec4afb974d9, 0x3fce4652fadcb6b2, 0x3fee5768c3b4a3fc, 0x3c68b62674f89890, 0x3fc5ce595c455b0a,
    0x3feeea5557137ae0, 0xbc8385e445f2c96d, 0x3fbe723726b824a9, 0x3fef4f693b67bd77,
    0xbc73a1ee1406c356, 0x3fb499d478bca735, 0x3fef92d077f8d56d, 0x3c78b55ef493fce7, 0x3fab055303221015,
    0x3fefbe61eef4cf6a, 0x3c815ded88667618, 0x3fa12ceb37ff9bc3, 0x3fefd9ae142795e3,
    0x3c7972801904b9a3, 0x3f9529b9e8cf9a1e, 0x3fefea4218d6594a, 0xbc5e3333d8f7d98c, 0x3f894624e78e0faf,
    0x3feff404760319b4, 0x3c7f142071432025, 0x3f7d4143a9dfe965, 0x3feff9960f3eb327,
    0xbc708b1ca6e97f80, 0x3f706918b6355624, 0x3feffcaa8f4c9bea, 0x3c8b0cee160116f9, 0x3f61d83170fbf6fb,
    0x3feffe514bbdc197, 0xbc5cd963345b5c6d, 0x3f52ce898809244e, 0x3fefff2cfb0453d9,
    0x3c89a913686042a3, 0x3f43360ccd23db3a, 0x3fefff9ba420e834, 0x3c71379ec5aa630e, 0x3f330538fbb77ecd,
    0x3fefffd1ac4135f9, 0x3c8eeafa1ecd6cef, 0x3f22408e9ba3327f, 0x3fefffeb3ebb267b,
    0x3c6e47f697047cba, 0x3f10f9e1b4dd36df, 0x3feffff6f9f67e55, 0x3c8e1e4483ba034b, 0x3efe9b5e8d00ce77,
    0x3feffffc316d9ed0, 0xbc88b32f44f46b3b, 0x3eeabe09e9144b5e, 0x3feffffe710d565e,
    0x3c8c9ea52d76dc04, 0x3ed6a597219a93da, 0x3fefffff618c3da6, 0xbc519309ce23aa3e, 0x3ec296a70f414053,
    0x3fefffffc2f171e3, 0x3c885edd0395f475, 0x3ead9371e2ff7c35, 0x3fefffffe92ced93,
    0xbc8d2db2ecfe14ae, 0x3e96ce1aa3fd7bdd, 0x3feffffff7b91176, 0x3c70b2865615db40, 0x3e810b1488aeb235,
    0x3feffffffd169d0c, 0x3c870a2bfb068e6f, 0x3e68b0cfce0579e0, 0x3fefffffff01a8b6,
    0x3c323370eca5ca6a, 0x3e5155a09065d4f7, 0x3fefffffffabd229, 0xbc64dbe49bec3ef2, 0x3e37974e743dea3d,
    0x3fefffffffe4fa30, 0x3c6d166bcb681c7b, 0x3e1f1e3523b41d7d, 0x3feffffffff79626,
    0x3c85fbc52d650a89, 0x3e03e44e45301b92, 0x3feffffffffd759d, 0x3c8f7bee7eb23420, 0x3de8a61745ec7d1d,
    0x3fefffffffff4188, 0x3c87a2cb3d056eac, 0x3dcd9a880f306bd8, 0x3fefffffffffc9e8,
    0xbc7a759f7738935f, 0x3db13af4f04f9998, 0x3feffffffffff11a, 0xbc73eafccbc6e8b7, 0x3d9370ab8327af5e,
    0x3feffffffffffc05, 0x3c807ba96a6b2e1a, 0x3d75422ef5d8949d, 0x3feffffffffffef8,
    0x3c714be6226402c7, 0x3d568823e52970be, 0x3fefffffffffffbe, 0xbc8182b326b228dc, 0x3d37258610b3b233,
    0x3feffffffffffff0, 0xbc720ef3618f2d54, 0x3d170beaf9c7ffb6, 0x3feffffffffffffc,
    0x3c78115fd1b12786, 0x3cf63daf8b4b1e0c, 0x3fefffffffffffff, 0x3c70439397b5f70a, 0x3cd4cd9c04158cd7,
    0x3ff0000000000000, 0xbc78cf81557d20b6, 0x3cb2dc119095729f
};
NN_DEF double nn_erf(double x)
{
    double a = x < 0 ? -x : x, z, s, h, c, g0, g1, hn;
    int i, n;
    if (x != x) return nni_nan();
    if (a < 0.75) {                                          /* Maclaurin, as x + x P(x^2) */
        z = x * x;
        if (a < 1e-160) return x * 1.1283791670955126;       /* denormals: the one product rounds once */
        s = 0.12837916709551259 + z * (-0.37612638903183754 + z * (0.11283791670955126 +
                z * (-0.026866170645131252 + z * (0.0052239776254421879 +
                z * (-0.00085483270234508533 + z * (0.00012055332981789664 +
                z * (-1.492565035840625e-05 + z * (1.6462114365889248e-06 +
                z * (-1.6365844691234924e-07 + z * (1.4807192815879218e-08 +
                z * (-1.2290555301717928e-09 + z * (9.4227590646504113e-11 +
                z * (-6.7113668551641105e-12 + z * 4.4632242632864775e-13)))))))))))));
        return x + x * s;
    }
    if (a >= 6.0) return x < 0 ? -1.0 : 1.0;
    /* erf(c + h) = erf(c) + integral of g(t) = 2/sqrt(pi) exp(-(c + t)^2) over 0..h; g' = -2 (c + t) g
     * gives g's Taylor coefficients: (n + 1) g[n+1] = -2 (c g[n] + g[n-1]) */
    i = (int)(a * 8.0 + 0.5);
    c = (double)i * 0.125;
    h = a - c;
    g0 = 0.0;
    g1 = nni_u2d(nni_erf_tab[3 * (i - 6) + 2]);
    s = 0.0;
    hn = h;
    for (n = 0; n < 16; n++) {
        double g2 = -2.0 * (c * g1 + g0) / (double)(n + 1);
        s += g1 * hn / (double)(n + 1);
        hn *= h;
        g0 = g1;
        g1 = g2;
    }
    s = nni_u2d(nni_erf_tab[3 * (i - 6)]) + (s + nni_u2d(nni_erf_tab[3 * (i - 6) + 1]));
    return x < 0 ? -s : s;
}
/* 2/pi, 1,280 bits after the point */
static const uint64_t nni_two_over_pi[20] = {
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c,
    0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08,
    0x56033046fc7b6bab, 0xf0cfbc209af4361d
};
/* |x| = n pi/2 + r + *rl with |r| <= pi/4 (a hair more): *q = n mod 4. Below 2048 by a three-part
 * pi/2, above by multiplying the mantissa with the bits of 2/pi that matter (Payne & Hanek 1983). x
 * finite, >= 0. */
NNI_FN double nni_rem_pio2(double x, double *rl, unsigned *q)
{
    double n, r, e, e2, t;
    uint64_t m, p[4], w[4], hi, lo, carry;
    int ex, word, bit, i, neg = 0;
    if (x < 2048.0) {
        n = (x * 0.6366197723675814 + 6755399441055744.0) - 6755399441055744.0;
        *q = (unsigned)(int)n & 3;
        t = x - n * 1.5707963267341256;                      /* exact: 33 + 11 bits, cancelling */
        r = nni_two_prod(n, 6.077100506303966e-11, &e2);     /* exact: so are the next two */
        r = nni_two_sum(t, -r, &e);
        r = nni_two_sum(r, e - e2 - n * 2.0222662487959506e-21, rl);
        return r;
    }
    nni_unpack(x, &m, &ex);                                  /* x = m 2^ex, ex >= -41 */
    /* 2/pi's bit b (from 1, after the point) weighs m 2^(ex-b): what is a multiple of 4 does not
     * matter. Take 256 bits from bit ex - 1 on (weights 2^(1) and down to far below the point). */
    /* bits skipped: weights of m 2^ex 2^-bit >= 4 */
    bit = ex - 2 > 0 ? ex - 2 : 0;
    word = bit >> 6;
    bit &= 63;
    for (i = 0; i < 4; i++) {
        w[i] = nni_two_over_pi[word + i] << bit;
        if (bit) w[i] |= nni_two_over_pi[word + i + 1] >> (64 - bit);
    }
    /* product m * w: w[0] is the highest word; keep 256 bits, low word first in p */
    carry = 0;
    for (i = 3; i >= 0; i--) {
        lo = nni_mul128(m, w[i], &hi);
        lo += carry;
        carry = hi + (lo < carry);
        p[i] = lo;
    }
    /* value = p 2^(ex - skipped - 256) modulo a multiple of 2^(ex - skipped); the point stands s
     * bits below the top of p */
    /* 2, or less when nothing was skipped: -41..2 */
    ex = ex - (word * 64 + bit);
    /* no bits skipped: bring the carry in from above */
    if (ex < 2) {
        int s = 2 - ex;
        for (i = 3; i > 0; i--) p[i] = p[i] >> s | p[i - 1] << (64 - s);
        p[0] = p[0] >> s | carry << (64 - s);
    }
    *q = (unsigned)(p[0] >> 62);
    p[0] = p[0] << 2 | p[1] >> 62;                           /* now the fraction, 192 bits */
    p[1] = p[1] << 2 | p[2] >> 62;
    p[2] = p[2] << 2 | p[3] >> 62;
    /* above one half: take the next quarter and negate */
    if (p[0] >> 63) {
        *q = (*q + 1) & 3;
        neg = 1;
        p[2] = ~p[2] + 1;
        p[1] = ~p[1] + (p[2] == 0);
        p[0] = ~p[0] + (p[2] == 0 && p[1] == 0);
    }
    for (ex = 0; !(p[0] >> 63) && ex < 128; ex++) {
        p[0] = p[0] << 1 | p[1] >> 63;
        p[1] = p[1] << 1 | p[2] >> 63;
        p[2] <<= 1;
    }
    t = nni_u2d((uint64_t)(1023 - 53 - ex) << 52);        /* fraction = (p0 / 2^64 + p1 / 2^128 +
                                                             ...) 2^-ex */
    r = (double)(p[0] >> 11) * t;
    e = (double)((p[0] & 2047) << 42 | p[1] >> 22) * (t / 9007199254740992.0);
    if (neg) { r = -r; e = -e; }
    n = nni_two_prod(r, 1.5707963267948966, &e2);
    return nni_fast_sum(n, e2 + (r * 6.123233995736766e-17 + e * 1.5707963267948966), rl);
}
/* {sin, cos} of j/16, each in two parts, j = 4..13; j = 0 stands for all below 1/4 */
static const uint64_t nni_sin_tab[56] = {
    0x0000000000000000, 0x0000000000000000, 0x3ff0000000000000, 0x0000000000000000,
    0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000,
    0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000,
    0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000,
    0x3fcfaaeed4f31577, 0xbc615d88508e32b8, 0x3fef01549f7deea1, 0x3c8d3c1e99e5cafd,
    0x3fd3ad129769d3d8, 0x3c003d550487839a, 0x3fee733ea0193d40, 0xbc86428b3546ce13,
    0x3fd7710255764214, 0xbc66ead7314bb6ce, 0x3fedc6b7eb995912, 0x3c54b364776dcd35,
    0x3fdb1d8305321617, 0xbc7ae242cb99f519, 0x3fecfc6cfa52ad9f, 0x3c88b5b5508f2a0d,
    0x3fdeaee8744b05f0, 0xbc5789b43c9b027d, 0x3fec1528065b7d50, 0xbc8892111312e828,
    0x3fe110d0c4b69c3b, 0x3c8d918998809981, 0x3feb11d04162a4c6, 0x3c71dd561efbc0c2,
    0x3fe2b91dea88421e, 0xbc8fa371db216ab0, 0x3fe9f368ed912f85, 0xbc81d200c5791606,
    0x3fe44eb381cf386b, 0xbc83ed6c1e6a5505, 0x3fe8bb105a5dc900, 0x3c8863e03e9474c1,
    0x3fe5cffc16bf8f0d, 0x3c896cb370eb578a, 0x3fe769fec655211f, 0xbc6827d5cf8c68c5,
    0x3fe73b7680dea578, 0xbc72248306dc12a2, 0x3fe6018526f563df, 0x3c846ca5e0e432d0
};
/* r = j/16 + h with |h| <= 1/32 (j = 0: 1/4): sin r = S + (C h + (S (cos h - 1) + C (sin h - h))), cos
 * likewise, so that only small terms are rounded before the last sum; rl enters with the derivatives. */
NN_DEF void nn_sincos(double x, double *s, double *c)
{
    double r, rl, h, z, sm, cm, sh, sl, ch, cl, sn, cs;
    unsigned q;
    int j, neg;
    if (!nni_isfinite(x)) { *s = *c = nni_nan(); return; }
    r = nni_rem_pio2(x < 0 ? -x : x, &rl, &q);
    neg = r < 0;
    if (neg) { r = -r; rl = -rl; }
    j = r < 0.25 ? 0 : (int)(r * 16.0 + 0.5);
    h = r - (double)j * 0.0625;
    z = h * h;
    sm = h * (z * (-1.0 / 6.0 + z * (1.0 / 120.0 + z * (-1.0 / 5040.0 + z * (1.0 / 362880.0 +
            z * (-1.0 / 39916800.0 +
            z * (1.0 / 6227020800.0)))))));
    cm = z * (-0.5 + z * (1.0 / 24.0 + z * (-1.0 / 720.0 +
            z * (1.0 / 40320.0 + z * (-1.0 / 3628800.0 +
            z * (1.0 / 479001600.0))))));
    sm += rl * (1.0 + cm);
    cm -= h * rl;
    sh = nni_u2d(nni_sin_tab[4 * j]);
    sl = nni_u2d(nni_sin_tab[4 * j + 1]);
    ch = nni_u2d(nni_sin_tab[4 * j + 2]);
    cl = nni_u2d(nni_sin_tab[4 * j + 3]);
    sn = sh + ((ch * h + sl) + (sh * cm + ch * sm));
    cs = ch + ((cl - sh * h) + (ch * cm - sh * sm));
    if (neg) sn = -sn;
    if (q & 1) { h = sn; sn = cs; cs = -h; }
    if (q & 2) { sn = -sn; cs = -cs; }
    *s = nni_d2u(x) >> 63 ? -sn : sn;
    *c = cs;
    if (x == 0) *s = x;
}

/* ---- [MATH] double: reductions ------------------------------------------- */
NNI_FN double nni_join_f64(double *lane)
{
    int j;
    for (j = 0; j < 8; j++) lane[j] += lane[j + 8];
    for (j = 0; j < 4; j++) lane[j] += lane[j + 4];
    return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}
NN_DEF double nn_sum_f64(const double *x, size_t n)
{
    double total = 0, lane[16];
    size_t i, j, b;
    for (b = 0; b < n; b += 4096) {
        size_t end = n - b < 4096 ? n : b + 4096;
        for (j = 0; j < 16; j++) lane[j] = 0;
        for (i = b; i + 16 <= end; i += 16) for (j = 0; j < 16; j++) lane[j] += x[i + j];
        for (j = 0; i < end; i++, j++) lane[j] += x[i];
        total += nni_join_f64(lane);
    }
    return total;
}
/* each product is rounded before it is added: no fma, which would be emulated on the ref path */
NN_DEF double nn_dot_f64(const double *x, const double *y, size_t n)
{
    double total = 0, lane[16];
    size_t i, j, b;
    for (b = 0; b < n; b += 4096) {
        size_t end = n - b < 4096 ? n : b + 4096;
        for (j = 0; j < 16; j++) lane[j] = 0;
        for (i = b; i + 16 <= end; i += 16) for (j = 0; j < 16; j++) lane[j] += x[i + j] * y[i + j];
        for (j = 0; i < end; i++, j++) lane[j] += x[i] * y[i];
        total += nni_join_f64(lane);
    }
    return total;
}
/* order[0..n): places of w, descending, equal values in their order (insertion by binary search
 * would not pay: n is small) */
NNI_FN void nni_order_down(size_t *order, const double *w, size_t n)
{
    size_t gap, i, j;
    for (i = 0; i < n; i++) order[i] = i;
    for (gap = n / 2; gap > 0; gap /= 2)
        for (i = gap; i < n; i++) {
            size_t o = order[i];
            for (j = i; j >= gap && (w[order[j - gap]] < w[o] ||
                                     (w[order[j - gap]] == w[o] && order[j - gap] > o));
                 j -= gap)
                order[j] = order[j - gap];
            order[j] = o;
        }
}

/* ---- [MATH] conversions -------------------------------------------------- */
NN_DEF float nn_f16_to_f32(uint16_t h)
{
    uint32_t s = (uint32_t)(h & 0x8000) << 16, e = (uint32_t)h >> 10 & 31, m = h & 0x3ffu;
    if (e == 31) return m ? nni_u2f(0x7fc00000) : nni_u2f(s | 0x7f800000);
    if (e == 0) return nni_u2f(s | nni_f2u((float)m * 5.9604644775390625e-08f));   /* 2^-24, exact */
    return nni_u2f(s | (e + 112) << 23 | m << 13);
}
NN_DEF uint16_t nn_f32_to_f16(float f)
{
    uint32_t u = nni_f2u(f), s = u >> 16 & 0x8000, a = u & 0x7fffffff;
    if (a > 0x7f800000) return 0x7e00;
    if (a >= 0x477ff000) return (uint16_t)(s | 0x7c00);      /* from 65520 on: rounds to infinity */
    /* denormal: adding 0.5 leaves multiples of 2^-24 in the mantissa */
    if (a < 0x38800000) {
        float t = nni_u2f(a) + 0.5f;
        return (uint16_t)(s | (nni_f2u(t) - 0x3f000000));
    }
    a += 0xc8000fff + (a >> 13 & 1);                         /* rebias by 112, round half to even */
    return (uint16_t)(s | a >> 13);
}
NN_DEF float nn_bf16_to_f32(uint16_t h)
{
    if ((h & 0x7fff) > 0x7f80) return nni_u2f(0x7fc00000);
    return nni_u2f((uint32_t)h << 16);
}
NN_DEF uint16_t nn_f32_to_bf16(float f)
{
    uint32_t u = nni_f2u(f);
    if ((u & 0x7fffffff) > 0x7f800000) return 0x7fc0;
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}
/* double to float, rounded to odd: a second rounding to fewer than 22 bits is then as good as one
 * (Boldo & Melquiond 2008) */
NNI_FN float nni_odd_f32(double d)
{
    float f = (float)d;
    uint32_t u = nni_f2u(f);
    double back = (double)f;
    if (d != d || back == d || (u & 1)) return f;
    return nni_u2f((back < 0 ? -back : back) > (d < 0 ? -d : d) ? u - 1 : u + 1);
}
/* an integer as a double that rounds like the integer itself: beyond 2^53 the lost bits are kept as
 * one sticky bit */
NNI_FN double nni_sticky_u64(uint64_t v)
{
    if (v >> 53 == 0) return (double)v;
    return (double)(v >> 11 | ((v & 2047) != 0)) * 2048.0;
}
NNI_FN int64_t nni_get_i64(const void *p, nn_dtype t, size_t i)
{
    if (t == NN_I8)  return ((const int8_t *)p)[i];
    if (t == NN_I16) return ((const int16_t *)p)[i];
    if (t == NN_I32) return ((const int32_t *)p)[i];
    return ((const int64_t *)p)[i];
}
NNI_FN uint64_t nni_get_u64(const void *p, nn_dtype t, size_t i)
{
    if (t == NN_U8 || t == NN_BOOL) return ((const uint8_t *)p)[i];
    if (t == NN_U16) return ((const uint16_t *)p)[i];
    if (t == NN_U32) return ((const uint32_t *)p)[i];
    return ((const uint64_t *)p)[i];
}
NN_DEF double nn_tensor_get_f64(const nn_tensor *t, size_t i)
{
    switch (nni_dtype_class(t->dtype)) {
    case 1:
        if (t->dtype == NN_F32) return (double)((const float *)t->data)[i];
        if (t->dtype == NN_F64) return ((const double *)t->data)[i];
        return (double)(t->dtype == NN_F16 ? nn_f16_to_f32(((const uint16_t *)t->data)[i]) :
                                             nn_bf16_to_f32(((const uint16_t *)t->data)[i]));
    case 2: return (double)nni_get_i64(t->data, t->dtype, i);
    case 3: return (double)nni_get_u64(t->data, t->dtype, i);
    case 4:
        return t->dtype == NN_C64 ? (double)((const float *)t->data)[2 * i] :
                                    ((const double *)t->data)[2 * i];
    default: return 0.0;
    }
}
NNI_FN void nni_put_f64(void *p, nn_dtype t, size_t i, double v)
{
    if (t == NN_F32) ((float *)p)[i] = (float)v;
    else if (t == NN_F64) ((double *)p)[i] = v;
    else if (t == NN_F16) ((uint16_t *)p)[i] = nn_f32_to_f16(nni_odd_f32(v));
    else ((uint16_t *)p)[i] = nn_f32_to_bf16(nni_odd_f32(v));
}
/* Store the integer with that sign and magnitude; 0 = it does not fit. */
NNI_FN int nni_put_int(void *p, nn_dtype t, size_t i, int neg, uint64_t mag)
{
    size_t bits = 8 * nn_dtype_size(t);
    if (mag == 0) neg = 0;
    if (t == NN_BOOL) { ((uint8_t *)p)[i] = mag != 0; return 1; }
    if (nni_dtype_class(t) == 2) {
        uint64_t lim = (uint64_t)1 << (bits - 1);
        int64_t v;
        if (mag > lim || (mag == lim && !neg)) return 0;
        v = neg ? -(int64_t)(mag - 1) - 1 : (int64_t)mag;
        if (bits == 8) ((int8_t *)p)[i] = (int8_t)v;
        else if (bits == 16) ((int16_t *)p)[i] = (int16_t)v;
        else if (bits == 32) ((int32_t *)p)[i] = (int32_t)v;
        else ((int64_t *)p)[i] = v;
        return 1;
    }
    if (neg || (bits < 64 && mag >> bits)) return 0;
    if (bits == 8) ((uint8_t *)p)[i] = (uint8_t)mag;
    else if (bits == 16) ((uint16_t *)p)[i] = (uint16_t)mag;
    else if (bits == 32) ((uint32_t *)p)[i] = (uint32_t)mag;
    else ((uint64_t *)p)[i] = mag;
    return 1;
}
NN_DEF nn_status nn_tensor_convert(nn_tensor *t, const nn_tensor *src, nn_dtype dtype,
                                   const nn_alloc *alloc, nn_error *err)
{
    nn_tensor r = NN_ZERO;
    nn_status s;
    size_t i, n = nn_tensor_count(src);
    int from = nni_dtype_class(src->dtype), to = nni_dtype_class(dtype);
    if (dtype == src->dtype) return nn_tensor_copy(t, src, alloc, err);
    if (!from || !to || (from == 4) != (to == 4))
        return nn_error_set(err, NN_E_ARG, "nn_tensor_convert: no conversion from %s to %s",
                        nn_dtype_name(src->dtype), nn_dtype_name(dtype));
    s = nn_tensor_raw(&r, dtype, 0, src->ndim, src->shape, alloc, err);
    if (s != NN_OK) return s;
#define NNI_CONVERT(from_c, to_c) \
    for (i = 0; i < n; i++) ((to_c *)r.data)[i] = (to_c)((const from_c *)src->data)[i];
    if (src->dtype == NN_F32 && dtype == NN_F64) NNI_CONVERT(float, double)
    else if (src->dtype == NN_F64 && dtype == NN_F32) NNI_CONVERT(double, float)
    else if (src->dtype == NN_U8 && dtype == NN_F32) NNI_CONVERT(uint8_t, float)
    else if (from == 4) {
        for (i = 0; i < 2 * n; i++)
            if (dtype == NN_C64) ((float *)r.data)[i] = (float)((const double *)src->data)[i];
            else ((double *)r.data)[i] = (double)((const float *)src->data)[i];
    } else for (i = 0; i < n; i++) {
        int neg = 0, fits = 1;
        uint64_t mag = 0;
        if (from == 1) {
            double v = nn_tensor_get_f64(src, i);
            if (to == 1) { nni_put_f64(r.data, dtype, i, v); continue; }
            /* NaN is true, as everywhere */
            if (dtype == NN_BOOL) { ((uint8_t *)r.data)[i] = v != 0; continue; }
            neg = v < 0;
            if (neg) v = -v;
            if (!(v < 18446744073709551616.0)) fits = 0;
            else mag = (uint64_t)v;
        } else if (from == 2) {
            int64_t v = nni_get_i64(src->data, src->dtype, i);
            neg = v < 0;
            mag = neg ? ~(uint64_t)v + 1 : (uint64_t)v;
        } else mag = nni_get_u64(src->data, src->dtype, i);
        if (to == 1) {
            double v = dtype == NN_F64 ? (double)mag : nni_sticky_u64(mag);
            nni_put_f64(r.data, dtype, i, neg ? -v : v);
        } else if (!fits || !nni_put_int(r.data, dtype, i, neg, mag)) {
            nn_tensor_free(&r);
            return nn_error_set(err, NN_E_ARG,
                            "nn_tensor_convert: element %zu does not fit: expected %s, got %.17g",
                            i, nn_dtype_name(dtype), nn_tensor_get_f64(src, i));
        }
    }
    *t = r;
    return NN_OK;
}

/* ---- [ACT] -------------------------------------------------------------- */
#define NNI_ACT_NAME(value, name, ...) name,
#define NNI_ACT_NEEDS(value, name, needs_input, formula) | (unsigned)(needs_input) << (unsigned)value
static const char *const nni_act_names[NN_ACT_IDENTITY + 1] = {
    "default", NN_ACT_LIST(NNI_ACT_NAME, NNI_ACT_NAME) "identity" };
NN_DEF const char *nn_act_name(nn_act a)
{
    return nni_act_names[(int)a >= 0 && a <= NN_ACT_IDENTITY ? (int)a : 0];
}
NN_DEF int nn_act_needs_input(nn_act a)
{
    return (unsigned)a < 32u && ((0u NN_ACT_LIST(NNI_ACT_NEEDS, NNI_ACT_NEEDS)) >> (unsigned)a & 1u);
}
NN_DEF nn_act nn_act_parse(const char *name)
{
    int i;
    for (i = 1; name && i <= (int)NN_ACT_IDENTITY; i++)
        if (strcmp(name, nni_act_names[i]) == 0) return (nn_act)i;
    return NN_ACT_DEFAULT;
}
NN_DEF void nn_act_forward(float *y, const float *x, size_t n, nn_act a, float slope)
{
    nni_act_forward_for(nni_isa())(y, x, n, a, slope);
}
NN_DEF void nn_act_backward(float *dx, const float *dy, const float *saved, size_t n, nn_act a, float slope)
{
    nni_act_backward_for(nni_isa())(dx, dy, saved, n, a, slope);
}

/* ---- [UPDATE] ----------------------------------------------------------- */
/* b^t by squaring: each factor is exact to an ulp, far below the float that the result becomes. */
NNI_FN double nni_ipow(double b, uint64_t t)
{
    double r = 1.0;
    for (; t; t >>= 1, b *= b) if (t & 1) r *= b;
    return r;
}
NNI_FN int nni_in(double x, double lo, double hi) { return x >= lo && x <= hi; }
/* NAdam's two factors. PyTorch keeps the product B_t of the b_t as a float, step after step; here it
 * is formed again: once it is below 2^-54, 1 - B_t is 1 and the rest of the factors do not count. */
NNI_FN void nni_nadam_factors(nn_update *u, const nn_update_desc *d)
{
    const double fall = 0.99983672535267528;                   /* 0.96^0.004 */
    double f = 1.0, b = 0.0, next = d->beta1 * (1.0 - 0.5 * nni_ipow(fall, d->t + 1));
    float all = 1.0f;
    uint64_t i;
    for (i = 1; i <= d->t && all > 5e-17f; i++) {
        f *= fall;
        b = d->beta1 * (1.0 - 0.5 * f);
        all = all * (float)b;
    }
    b = d->beta1 * (1.0 - 0.5 * nni_ipow(fall, d->t));
    u->neg_grad = (float)(-d->lr * (1.0 - b) / (1.0 - (double)all));
    u->neg_step = (float)(-d->lr * next / (1.0 - (double)all * next));
}
#define NNI_OPT_TRAITS(value, name, has, lr, beta2, decay, formula) \
    { name, has, lr, beta2, decay, formula },
static const nn_opt_traits nni_opt_rows[NN_OPT_END - 1] = { NN_OPT_LIST(NNI_OPT_TRAITS, NNI_OPT_TRAITS) };
NN_DEF const nn_opt_traits *nn_opt_get(nn_opt o)
{
    int i = o == NN_OPT_DEFAULT ? (int)NN_OPT_ADAM : (int)o;
    return i > 0 && i < NN_OPT_END ? &nni_opt_rows[i - 1] : NULL;
}
NN_DEF nn_status nn_update_make(nn_update *u, const nn_update_desc *d, nn_error *err)
{
    const nn_opt_traits *row = nn_opt_get(d->kind);
    const unsigned has = row ? row->has : 0, any = ~0u;
    const int m = (has & NN_OPT_HAS_M) != 0, v = (has & NN_OPT_HAS_V) != 0;
    const double most = 1e30, below1 = 1.0 - 1.1102230246251565e-16;
    const struct { double value, lo, hi; unsigned who; const char *must; } rule[] = {
        { d->lr, 0.0, most, any, "lr must be a number >= 0" },
        { d->weight_decay, 0.0, most, any, "weight_decay must be a number >= 0" },
        { d->eps, 0.0, most, NN_OPT_HAS_V, "eps must be a number >= 0" },
        { d->beta1, 0.0, below1, NN_OPT_HAS_M, "beta1 must be in [0,1)" },
        { d->beta2, 0.0, below1, NN_OPT_HAS_M, "beta2 must be in [0,1)" },
        { d->beta2, 0.0, 1.0, NN_OPT_HAS_V, "alpha (beta2) must be in [0,1]" },
        { d->momentum, 0.0, most, NN_OPT_HAS_MOMENTUM, "momentum must be a number >= 0" },
        { d->dampening, -most, most, NN_OPT_HAS_NESTEROV, "dampening must be a number" } };
    size_t i;
    nn_update r = NN_ZERO;
    if (!row) return nn_error_set(err, NN_E_ARG, "nn_update_make: unknown optimizer %d", (int)d->kind);
    if (d->t == 0) return nn_error_set(err, NN_E_ARG, "nn_update_make: steps count from 1, got t = 0");
    for (i = 0; i < sizeof rule / sizeof *rule; i++)
        if ((rule[i].who == any || (rule[i].who & has)) && !nni_in(rule[i].value, rule[i].lo, rule[i].hi))
            return nn_error_set(err, NN_E_ARG, "nn_update_make: %s, got %g", rule[i].must, rule[i].value);
    if ((has & NN_OPT_HAS_NESTEROV) && d->nesterov &&
        !(d->momentum > 0.0 && nni_in(d->dampening, 0.0, 0.0)))
        return nn_error_set(err, NN_E_ARG,
            "nn_update_make: nesterov wants momentum > 0 and dampening 0, got %g and %g",
            d->momentum, d->dampening);
    if (d->amsgrad && !(has & NN_OPT_HAS_AMSGRAD))
        return nn_error_set(err, NN_E_ARG, "nn_update_make: amsgrad goes with %s, got %s",
                        NN_OPT_WITH_AMSGRAD, row->name);
    r.kind = (nn_opt)(row - nni_opt_rows + 1);
    r.nesterov = d->nesterov != 0;
    r.first = d->t == 1;
    r.has_momentum = (has & NN_OPT_HAS_MOMENTUM) && d->momentum > 0.0;
    r.wants_m = m || r.has_momentum;
    r.wants_v = v;
    r.has_decay = d->weight_decay > 0.0;
    r.lr = (float)d->lr;
    r.momentum = (float)d->momentum;
    r.one_minus_damp = (float)(1.0 - d->dampening);
    r.beta1 = (float)d->beta1;
    r.beta2 = (float)d->beta2;
    r.one_minus_beta1 = (float)(1.0 - d->beta1);
    r.one_minus_beta2 = (float)(1.0 - d->beta2);
    r.eps = (float)d->eps;
    r.weight_decay = (float)d->weight_decay;
    r.decay_factor = (float)(1.0 - d->lr * d->weight_decay);
    r.amsgrad = d->amsgrad;
    if (m && v) {
        r.neg_step = (float)-(d->lr / (1.0 - nni_ipow(d->beta1, d->t)));
        r.bc2 = (float)(1.0 - nni_ipow(d->beta2, d->t));
        r.sqrt_bc2 = (float)nni_sqrt(1.0 - nni_ipow(d->beta2, d->t));
        r.inv_bc2 = 1.0f / r.sqrt_bc2;
    }
    if (r.kind == NN_OPT_NADAM) nni_nadam_factors(&r, d);
    *u = r;
    return NN_OK;
}
NN_DEF void nn_update_apply(const nn_update *u, float *p, float *m, float *v, const float *g, size_t n)
{
    nni_update_for(nni_isa())(u, p, m, v, n, g, n, 1, n);
}

/* ---- [GEMM] ------------------------------------------------------------- */
NNI_FN size_t nni_ld(size_t ld, size_t packed) { return ld ? ld : packed; }
NNI_FN void nni_gemm_plain(const nn_gemm_desc *d, const nni_gemm_learn *learn)
{
    const size_t lda = nni_ld(d->lda, d->trans_a ? d->m : d->k), ldc = nni_ld(d->ldc, d->n),
                 ldb = nni_ld(d->ldb, d->trans_b ? d->k : d->n), ldpre = nni_ld(d->ldpre, d->n),
                 ldsaved = nni_ld(d->ldsaved, d->n);
    size_t i, j, k;
    float alpha = d->alpha < 0.0f || d->alpha > 0.0f ? d->alpha : 1.0f;
    for (i = 0; i < d->m; i++)
        for (j = 0; j < d->n; j++) {
            float r = 0.0f, *c = d->c + i * ldc + j;
            for (k = 0; k < d->k; k++)
                r = nni_fmaf(d->trans_a ? d->a[k * lda + i] : d->a[i * lda + k],
                             d->trans_b ? d->b[j * ldb + k] : d->b[k * ldb + j], r);
            if (alpha < 1.0f || alpha > 1.0f) r = alpha * r;
            if (d->beta < 0.0f || d->beta > 0.0f) r = nni_fmaf(d->beta, *c, r);
            if (d->bias) r = r + d->bias[j];
            if (d->pre) d->pre[i * ldpre + j] = r;
            if (d->act != NN_ACT_DEFAULT) nni_act_forward_ref(&r, &r, 1, d->act, d->slope);
            if (d->dact != NN_ACT_DEFAULT)
                learn->act_backward(&r, &r, d->saved + i * ldsaved + j, 1, d->dact, d->slope);
            if (d->update) {
                size_t at = i * ldc + j;
                learn->update(d->update, c, d->update_m ? d->update_m + at : NULL,
                              d->update_v ? d->update_v + at : NULL, 1, &r, 1, 1, 1);
            } else *c = r;
        }
}
NN_DEF void nn_gemm_ref(const nn_gemm_desc *d)
{
    static const nni_gemm_learn learn = { nni_act_backward_ref, nni_update_ref };
    nni_gemm_plain(d, &learn);
}
/* Bytes that rows x cols of leading dimension ld span; 0 = they do not fit into memory, or ld < cols. */
NNI_FN int nni_gemm_fits(size_t rows, size_t cols, size_t ld, size_t item)
{
    size_t s;
    return (ld >= cols || rows <= 1) && nn_size_mul(rows, ld, &s) && nn_size_mul(s, item, &s) &&
           s <= (size_t)PTRDIFF_MAX;
}
NNI_FN nn_status nni_gemm_check(const nn_gemm_desc *d, nn_error *err)
{
    size_t m = d->m, n = d->n, k = d->k, ar = d->trans_a ? k : m, ac = d->trans_a ? m : k,
           br = d->trans_b ? n : k, bc = d->trans_b ? k : n;
    if (m && n && (!d->c || (k && (!d->a || !d->b))))
        return nn_error_set(err, NN_E_ARG, "nn_gemm: a, b and c must not be NULL");
    if (!nni_gemm_fits(ar, ac, d->lda ? d->lda : ac, sizeof(float)))
        return nn_error_set(err, NN_E_ARG, "nn_gemm: lda: A is [%zu,%zu], expected lda >= %zu, got %zu",
                        ar, ac, ac, d->lda);
    if (!nni_gemm_fits(br, bc, d->ldb ? d->ldb : bc, sizeof(float)))
        return nn_error_set(err, NN_E_ARG, "nn_gemm: ldb: B is [%zu,%zu], expected ldb >= %zu, got %zu",
                        br, bc, bc, d->ldb);
    if (!nni_gemm_fits(m, n, d->ldc ? d->ldc : n, sizeof(float)))
        return nn_error_set(err, NN_E_ARG, "nn_gemm: ldc: C is [%zu,%zu], expected ldc >= %zu, got %zu",
                        m, n, n, d->ldc);
    if (d->pre && !nni_gemm_fits(m, n, d->ldpre ? d->ldpre : n, sizeof(float)))
        return nn_error_set(err, NN_E_ARG, "nn_gemm: ldpre: expected >= %zu, got %zu", n, d->ldpre);
    if (d->dact != NN_ACT_DEFAULT &&
        (!d->saved || !nni_gemm_fits(m, n, d->ldsaved ? d->ldsaved : n, sizeof(float))))
        return nn_error_set(err, NN_E_ARG, "nn_gemm: dact wants saved [%zu,%zu], ldsaved 0 or >= %zu", m, n, n);
    if (d->act < NN_ACT_DEFAULT || d->act > NN_ACT_IDENTITY || d->dact < NN_ACT_DEFAULT ||
        d->dact > NN_ACT_IDENTITY)
        return nn_error_set(err, NN_E_ARG, "nn_gemm: unknown activation %d or %d", (int)d->act, (int)d->dact);
    return NN_OK;
}
/* ---- [GEMM] dispatch: which way, which scratch, how many threads -------- */
/* Elements below which scratch for packing lives on the stack. */
#define NNI_GEMM_STACK 4096
/* Multiply-adds below which one thread is kept. Measured (build/bench_threads): two win from 0.2
 * million on while the team is awake, from 1 million when it must be woken; here the larger, so
 * that a lone call loses nothing either. */
#ifndef NNI_GEMM_PARALLEL
#define NNI_GEMM_PARALLEL 1000000.0
#endif

#ifndef NNI_KC
#define NNI_KC 1024
#define NNI_MC 294912
#define NNI_NC 4194304
#endif
/* The way of a product of these sizes; the sums are the same on each. Reasons:
 *   B transposed (Y = X W^T): the smaller operand is turned, X as a whole panel (T), or W panel by
 *   panel (N, packed) when X has
 *     few rows (the lanes of T are rows of X) or more rows than W;
 *   A transposed (dW = dY^T X): nothing to turn; C is the large operand, so rows outside (W);
 *   neither (dX = dY W): nothing to turn; W streams through once per block of rows;
 *   both: A's columns are lanes, T without packing;
 *   one row: one chain per column, so eight vectors of columns side by side hide the latency of fma;
 *   many rows, columns and terms: packing both pays, since every panel is used often. */
NNI_FN void nni_gemm_way(size_t m, size_t n, size_t k, int ta, int tb, size_t nr, size_t mr,
                         size_t item, int blocks, int *path, int *pack, size_t *kc, size_t *mc,
                         size_t *nc, size_t *scratch)
{
    *pack = 0;
    *scratch = 0;
    *kc = *mc = *nc = 0;
    if (m == 1) *path = NNI_RUN_ROW;
    else if (m >= 6 * mr && n >= 2 * nr && k >= 64) {
        *path = NNI_RUN_BIG;
        const size_t most = NNI_KC * 4 / item, parts = (k + most - 1) / most;
        /* even blocks: one panel of B is 128 KiB at most, in L2 */
        *kc = blocks ? (k + parts - 1) / parts : k;
        *mc = NNI_MC / item / *kc / mr * mr;                         /* 288 KiB of A, in L2 beside it */
        if (*mc < mr) *mc = mr;
        *nc = NNI_NC / item / *kc / nr * nr;                         /* 4 MiB of B, in L3 */
        if (*nc < nr) *nc = nr;
        if (*mc > m) *mc = m;
        if (*nc > n) *nc = (n + nr - 1) / nr * nr;
        *scratch = *kc * *nc + (*kc + 16) * *mc;                     /* 16: the kernels' NNI_PAD */
    } else if (tb && !ta && m > nr / 4 && m <= n) {
        *path = NNI_RUN_T;
        *scratch = k * nr;
    } else if (tb && ta) {
        *path = NNI_RUN_T;
    } else if (tb) {
        *path = NNI_RUN_N;
        *pack = 1;
        *scratch = k * nr;
    } else *path = ta ? NNI_RUN_W : NNI_RUN_N;
}
NNI_FN void nni_gemm_job(nni_job_f32 *jb, const nn_gemm_desc *d, int isa)
{
    jb->m = d->m;
    jb->n = d->n;
    jb->k = d->k;
    jb->a = d->a;
    jb->b = d->b;
    jb->c = d->c;
    jb->d = d;
    jb->ta = d->trans_a != 0;
    jb->tb = d->trans_b != 0;
    jb->lda = d->lda ? d->lda : jb->ta ? d->m : d->k;
    jb->ldb = d->ldb ? d->ldb : jb->tb ? d->k : d->n;
    jb->ldc = d->ldc ? d->ldc : d->n;
    jb->ldpre = d->ldpre ? d->ldpre : d->n;
    jb->ldsaved = d->ldsaved ? d->ldsaved : d->n;
    jb->alpha = d->alpha < 0.0f || d->alpha > 0.0f ? d->alpha : 1.0f;
    jb->beta = d->beta;
    jb->direct = !(jb->alpha < 1.0f || jb->alpha > 1.0f || d->beta < 0.0f || d->beta > 0.0f) &&
                 !d->bias && !d->pre && !d->update &&
                 (d->act == NN_ACT_DEFAULT || d->act == NN_ACT_IDENTITY) &&
                 d->dact == NN_ACT_DEFAULT;
    nni_gemm_way(d->m, d->n, d->k, jb->ta, jb->tb, nni_tile_cols(isa), nni_tile_rows(isa), sizeof(float),
                 !(d->beta < 0.0f || d->beta > 0.0f) && !d->update, &jb->path, &jb->pack, &jb->kc,
                 &jb->mc, &jb->nc, &jb->scratch);
}
/* Threads for a product, and how C is cut among them: gm x gn. */
NNI_FN int nni_gemm_grid(size_t m, size_t n, size_t k, int path, size_t nr, int threads, int *gm, int *gn)
{
    int t = 1;
    *gm = *gn = 1;
#ifdef _OPENMP
    if ((double)m * (double)n * (double)k >= NNI_GEMM_PARALLEL && threads != 1)
        t = nn_thread_count(threads);
    if (t > 1) {
        if (path == NNI_RUN_W) *gm = t;
        else if (path != NNI_RUN_BIG) *gn = t;
        else {                                                       /* near-square pieces move the least data */
            int a, best = 1;
            double cost = -1.0;
            for (a = 1; a <= t; a++)
                if (t % a == 0) {
                    double c = (double)m / a + (double)n / (double)(t / a);
                    if (cost < 0.0 || c < cost) { cost = c; best = a; }
                }
            *gm = best;
            *gn = t / best;
        }
        while (*gn > 1 && (size_t)*gn * nr > n) (*gn)--;
        while (*gm > 1 && (size_t)*gm > m) (*gm)--;
        t = *gm * *gn;
    }
#else
    (void)m;
    (void)n;
    (void)k;
    (void)path;
    (void)nr;
    (void)threads;
#endif
    return t;
}
/* Border g of `parts` over `total`, on a multiple of `unit`. */
NNI_FN size_t nni_gemm_border(size_t total, int parts, int g, size_t unit)
{
    size_t units = (total + unit - 1) / unit, at = units * (size_t)g / (size_t)parts * unit;
    return at < total ? at : total;
}
NN_DEF size_t nn_gemm_scratch(const nn_gemm_desc *d)
{
    const int isa = nni_isa();
    nni_job_f32 jb;
    int gm, gn, t;
    if (isa == NNI_ISA_REF) return 0;
    nni_gemm_job(&jb, d, isa);
    t = nni_gemm_grid(d->m, d->n, d->k, jb.path, nni_tile_cols(isa), d->threads, &gm, &gn);
    return jb.scratch * sizeof(float) * (size_t)t;
}
NNI_FN nn_status nni_gemm_run(const nn_gemm_desc *d, nni_gemm_learn learn, nn_error *err)
{
    const int isa = nni_isa();
    nn_status s = nni_gemm_check(d, err);
    nni_job_f32 jb;
    float *scratch = NULL, stack[NNI_GEMM_STACK];
    size_t bytes = 0;
    int gm, gn, t;
    if (s != NN_OK || d->m == 0 || d->n == 0) return s;
    if (isa == NNI_ISA_REF || d->k == 0) { nni_gemm_plain(d, &learn); return NN_OK; }
    nni_gemm_job(&jb, d, isa);
    jb.learn = learn;
    t = nni_gemm_grid(d->m, d->n, d->k, jb.path, nni_tile_cols(isa), d->threads, &gm, &gn);
    if (jb.scratch * (size_t)t <= NNI_GEMM_STACK) scratch = stack;
    else {
        bytes = jb.scratch * sizeof(float) * (size_t)t;
        if (d->scratch && d->scratch_bytes >= bytes) scratch = (float *)d->scratch;
        else {
            scratch = (float *)nn_mem_alloc(bytes, &d->alloc);
            if (!scratch)
                return nn_error_set(err, NN_E_NOMEM, "nn_gemm: out of memory, %zu bytes wanted", bytes);
        }
    }
    if (t == 1) nni_gemm_f32_for(isa)(&jb, 0, d->m, 0, d->n, scratch);
    else {
        int g;
        NN_OMP(parallel for num_threads(t) schedule(static, 1))
        for (g = 0; g < t; g++) {
            size_t unit_m = jb.path == NNI_RUN_T ? nni_tile_cols(isa) : nni_tile_rows(isa),
                   unit_n = jb.path == NNI_RUN_T ? 16 : nni_tile_cols(isa);
            nni_gemm_f32_for(isa)(&jb, nni_gemm_border(jb.m, gm, g % gm, unit_m),
                     nni_gemm_border(jb.m, gm, g % gm + 1, unit_m),
                     nni_gemm_border(jb.n, gn, g / gm, unit_n),
                     nni_gemm_border(jb.n, gn, g / gm + 1, unit_n),
                     scratch + jb.scratch * (size_t)g);
        }
    }
    if (bytes && scratch != (float *)d->scratch) nn_mem_free(scratch, bytes, &d->alloc);
    return NN_OK;
}
NN_DEF nn_status nn_gemm(const nn_gemm_desc *d, nn_error *err)
{
    const int isa = nni_isa();
    nni_gemm_learn learn;
    if (d->update) {
        const nn_update *u = d->update;
        if (d->beta < 0.0f || d->beta > 0.0f || d->bias || d->act != NN_ACT_DEFAULT ||
            d->dact != NN_ACT_DEFAULT || d->pre)
            return nn_error_set(err, NN_E_ARG, "nn_gemm: update goes with no beta, bias, act, pre or dact");
        if ((u->wants_m && !d->update_m) || (u->wants_v && !d->update_v))
            return nn_error_set(err, NN_E_ARG, "nn_gemm: update wants its moments");
    }
    learn.act_backward = nni_act_backward_for(isa);
    learn.update = nni_update_for(isa);
    return nni_gemm_run(d, learn, err);
}
/* nn_gemm for a desc without dact and update */
NNI_FN nn_status nni_gemm_forward(const nn_gemm_desc *d, nn_error *err)
{
    const nni_gemm_learn none = { NULL, NULL };
    return nni_gemm_run(d, none, err);
}
NN_DEF nn_status nn_gemm_f64(size_t m, size_t n, size_t k, double alpha, const double *a,
                             size_t lda, int trans_a, const double *b, size_t ldb, int trans_b,
                             double beta, double *c, size_t ldc, int threads, nn_error *err)
{
    const int isa = nni_isa();
    size_t i, j, l, ar = trans_a ? k : m, ac = trans_a ? m : k, br = trans_b ? n : k,
                    bc = trans_b ? k : n, bytes = 0;
    nni_job_f64 jb;
    double stack[NNI_GEMM_STACK / 2], *scratch = stack;
    int gm, gn, t, g;
    if (lda == 0) lda = ac;
    if (ldb == 0) ldb = bc;
    if (ldc == 0) ldc = n;
    if (m == 0 || n == 0) return NN_OK;
    if (!c || (k && (!a || !b))) return nn_error_set(err, NN_E_ARG, "nn_gemm_f64: a, b and c must not be NULL");
    if (!nni_gemm_fits(ar, ac, lda, sizeof *a) || !nni_gemm_fits(br, bc, ldb, sizeof *b) ||
        !nni_gemm_fits(m, n, ldc, sizeof *c))
        return nn_error_set(err, NN_E_ARG,
            "nn_gemm_f64: [%zu,%zu] x [%zu,%zu]: leading dimensions %zu, %zu, %zu are too small", m,
            k, k, n, lda, ldb, ldc);
    if (isa == NNI_ISA_REF || k == 0) {
        (void)threads;
        for (i = 0; i < m; i++)
            for (j = 0; j < n; j++) {
                double r = 0.0;
                for (l = 0; l < k; l++)
                    r = nni_fma(trans_a ? a[l * lda + i] : a[i * lda + l],
                                trans_b ? b[j * ldb + l] : b[l * ldb + j], r);
                if (alpha < 1.0 || alpha > 1.0) r = alpha * r;
                if (beta < 0.0 || beta > 0.0) r = nni_fma(beta, c[i * ldc + j], r);
                c[i * ldc + j] = r;
            }
        return NN_OK;
    }
    jb.m = m;
    jb.n = n;
    jb.k = k;
    jb.a = a;
    jb.b = b;
    jb.c = c;
    jb.lda = lda;
    jb.ldb = ldb;
    jb.ldc = ldc;
    jb.alpha = alpha;
    jb.beta = beta;
    jb.ta = trans_a != 0;
    jb.tb = trans_b != 0;
    jb.direct = !(alpha < 1.0 || alpha > 1.0 || beta < 0.0 || beta > 0.0);
    nni_gemm_way(m, n, k, jb.ta, jb.tb, nni_tile_cols(isa) / 2, nni_tile_rows(isa), sizeof(double),
                 !(beta < 0.0 || beta > 0.0), &jb.path, &jb.pack, &jb.kc, &jb.mc, &jb.nc,
                 &jb.scratch);
    t = nni_gemm_grid(m, n, 2 * k, jb.path, nni_tile_cols(isa) / 2, threads, &gm, &gn);
    if (jb.scratch * (size_t)t > NNI_GEMM_STACK / 2) {
        bytes = jb.scratch * sizeof(double) * (size_t)t;
        scratch = (double *)nn_mem_alloc(bytes, NULL);
        if (!scratch)
            return nn_error_set(err, NN_E_NOMEM, "nn_gemm_f64: out of memory, %zu bytes wanted", bytes);
    }
    if (t == 1) nni_gemm_f64_for(isa)(&jb, 0, m, 0, n, scratch);
    else {
        NN_OMP(parallel for num_threads(t) schedule(static, 1))
        for (g = 0; g < t; g++) {
            size_t unit_m = jb.path == NNI_RUN_T ? nni_tile_cols(isa) / 2 : nni_tile_rows(isa),
                   unit_n = jb.path == NNI_RUN_T ? 8 : nni_tile_cols(isa) / 2;
            nni_gemm_f64_for(isa)(&jb, nni_gemm_border(m, gm, g % gm, unit_m),
                nni_gemm_border(m, gm, g % gm + 1, unit_m), nni_gemm_border(n, gn, g / gm, unit_n),
                nni_gemm_border(n, gn, g / gm + 1, unit_n), scratch + jb.scratch * (size_t)g);
        }
    }
    if (bytes) nn_mem_free(scratch, bytes, NULL);
    return NN_OK;
}
NN_DEF void nn_colsum(float *out, const float *x, size_t rows, size_t cols, size_t ldx, int accumulate)
{
    nni_colsum_for(nni_isa())(out, x, rows, cols, ldx ? ldx : cols, accumulate);
}

/* ---- [RNG] Philox 4x32-10 ------------------------------------------------- */
/* Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Known answers:
 *   counter 0 0 0 0, key 0 0:                                     6627e8d5 e169c58d bc57ac4c 9b00dbd8
 *   counter and key all ffffffff:                                 408f276d 41c83b0e a20bc7c6 6d5451fd
 *   counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0: d16cfe09 94fdcceb 5001e420
 *   24126ea1 */
NNI_FN void nni_philox(uint32_t out[4], const uint32_t ctr[4], const uint32_t key[2])
{
    uint32_t c0 = ctr[0], c1 = ctr[1], c2 = ctr[2], c3 = ctr[3], k0 = key[0], k1 = key[1];
    int i;
    for (i = 0; i < 10; i++) {
        uint64_t a = (uint64_t)0xd2511f53 * c0, b = (uint64_t)0xcd9e8d57 * c2;
        c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)b;
        c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)a;
        k0 += 0x9e3779b9;
        k1 += 0xbb67ae85;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}
NN_DEF nn_rng nn_rng_make(uint64_t seed, uint32_t stream, uint64_t index)
{
    nn_rng r = NN_ZERO;
    r.key[0] = (uint32_t)seed;
    r.key[1] = (uint32_t)(seed >> 32);
    r.ctr[1] = (uint32_t)index;
    r.ctr[2] = (uint32_t)(index >> 32);
    r.ctr[3] = stream;
    r.used = 4;
    return r;
}
NN_DEF uint32_t nn_rng_u32(nn_rng *r)
{
    if (r->used >= 4) {
        nni_philox(r->out, r->ctr, r->key);
        r->ctr[0]++;
        r->used = 0;
    }
    return r->out[r->used++];
}
NN_DEF uint64_t nn_rng_u64(nn_rng *r) { uint64_t hi = nn_rng_u32(r); return hi << 32 | nn_rng_u32(r); }
NN_DEF float nn_rng_f32(nn_rng *r)  { return (float)(nn_rng_u32(r) >> 8) * 5.9604644775390625e-08f; }
NN_DEF double nn_rng_f64(nn_rng *r) { return (double)(nn_rng_u64(r) >> 11) * 1.1102230246251565e-16; }
/* Lemire, "Fast random integer generation in an interval" (2019): 32-bit draws up to n = 2^32, else
 * 64-bit ones; n = 1 draws nothing */
NN_DEF uint64_t nn_rng_below(nn_rng *r, uint64_t n)
{
    uint64_t m, hi, t;
    NN_ASSERT(n >= 1);
    if (n <= 1) return 0;
    if (n <= 0xffffffff) {
        m = (uint64_t)nn_rng_u32(r) * n;
        if ((uint32_t)m < n) {
            t = ((uint64_t)1 << 32) % n;
            while ((uint32_t)m < t) m = (uint64_t)nn_rng_u32(r) * n;
        }
        return m >> 32;
    }
    if (n == (uint64_t)1 << 32) return nn_rng_u32(r);
    m = nni_mul128(nn_rng_u64(r), n, &hi);
    if (m < n) {
        t = (0 - n) % n;
        while (m < t) m = nni_mul128(nn_rng_u64(r), n, &hi);
    }
    return hi;
}
/* Box & Muller (1958): u, v in [0,1); radius sqrt(-2 log(1 - u)), angle 2 pi v; the cosine first */
NN_DEF void nn_rng_normals(nn_rng *r, double *out, size_t n)
{
    const int isa = nni_isa();
    uint32_t w[4 + 4 * NNI_PAIRS];
    /* a pair takes four words: p blocks more, and as many words are left over as before */
    if (n > 7) {
        size_t left = 4 - r->used, p;
        for (; n > 1; n -= 2 * p, out += 2 * p) {
            p = n / 2 < NNI_PAIRS ? n / 2 : (size_t)NNI_PAIRS;
            memcpy(w, r->out + r->used, left * sizeof *w);
            nni_philox_for(isa)(w + left, r->ctr, r->key, p);
            r->ctr[0] += (uint32_t)p;
            memcpy(r->out, w + left + 4 * (p - 1), sizeof r->out);
            nni_box_muller_for(isa)(out, w, p, nni_log_tab, nni_sin_tab);
        }
    }
    for (; n; n -= n > 1 ? 2 : 1, out += 2) {
        double u = nn_rng_f64(r), v = nn_rng_f64(r), rad = nni_sqrt(-2.0 * nn_log(1.0 - u)), s, c;
        nn_sincos(6.283185307179586 * v, &s, &c);
        out[0] = rad * c;
        if (n > 1) out[1] = rad * s;
    }
}
NN_DEF void nn_rng_shuffle(nn_rng *r, size_t *idx, size_t n)
{
    size_t i, j, t;
    for (i = n; i > 1; i--) {
        j = (size_t)nn_rng_below(r, i);
        t = idx[i - 1];
        idx[i - 1] = idx[j];
        idx[j] = t;
    }
}

/* ---- [RNG] MT19937: NumPy's RandomState ---------------------------------- */
/* Matsumoto & Nishimura (1998). Twist, tempering and the polar method in batches stand in [KERNELS]. */
NN_DEF void nn_mt_seed(nn_mt *s, uint32_t seed)
{
    uint32_t j;
    s->mt[0] = seed;
    for (j = 1; j < 624; j++) s->mt[j] = 1812433253u * (s->mt[j - 1] ^ s->mt[j - 1] >> 30) + j;
    s->pos = 624;
    s->has_gauss = 0;
    s->gauss = 0.0;
}
NN_DEF void nn_mt_seed_array(nn_mt *s, const uint32_t *key, size_t n)
{
    size_t i = 1, j = 0, k;
    nn_mt_seed(s, 19650218);
    NN_ASSERT(n >= 1);
    for (k = n > 624 ? n : 624; k; k--) {
        s->mt[i] = (s->mt[i] ^ (s->mt[i - 1] ^ s->mt[i - 1] >> 30) * 1664525u) + key[j] + (uint32_t)j;
        if (++i == 624) { s->mt[0] = s->mt[623]; i = 1; }
        if (++j == n) j = 0;
    }
    for (k = 623; k; k--) {
        s->mt[i] = (s->mt[i] ^ (s->mt[i - 1] ^ s->mt[i - 1] >> 30) * 1566083941u) - (uint32_t)i;
        if (++i == 624) { s->mt[0] = s->mt[623]; i = 1; }
    }
    s->mt[0] = 0x80000000;
}
NN_DEF uint32_t nn_mt_u32(nn_mt *s)
{
    if (s->pos >= 624) { nni_mt_twist_for(nni_isa())(s->mt); s->pos = 0; }
    return nni_mt_temper(s->mt[s->pos++]);
}
NNI_FN uint64_t nni_mt_u64(nn_mt *s) { uint64_t hi = nn_mt_u32(s); return hi << 32 | nn_mt_u32(s); }
NN_DEF double nn_mt_rand(nn_mt *s)
{
    uint32_t a = nn_mt_u32(s) >> 5, b = nn_mt_u32(s) >> 6;
    return ((double)a * 67108864.0 + (double)b) / 9007199254740992.0;
}
NN_DEF double nn_mt_normal(nn_mt *s)
{
    double a, b, r, f;
    if (s->has_gauss) { s->has_gauss = 0; f = s->gauss; s->gauss = 0.0; return f; }
    do {
        a = 2.0 * nn_mt_rand(s) - 1.0;
        b = 2.0 * nn_mt_rand(s) - 1.0;
        r = a * a + b * b;
    } while (r >= 1.0 || r == 0.0);
    f = nni_sqrt(-2.0 * nn_log(r) / r);
    s->gauss = f * a;
    s->has_gauss = 1;
    return f * b;
}
/* the next n words at once */
NNI_FN void nni_mt_words(nn_mt *s, uint32_t *out, size_t n)
{
    const int isa = nni_isa();
    while (n) {
        size_t m;
        if (s->pos >= 624) { nni_mt_twist_for(isa)(s->mt); s->pos = 0; }
        m = 624 - s->pos < n ? 624 - s->pos : n;
        nni_mt_temper_for(isa)(out, s->mt + s->pos, m);
        s->pos += (unsigned)m;
        out += m;
        n -= m;
    }
}
NN_DEF void nn_mt_rands(nn_mt *s, double *out, size_t n)
{
    uint32_t w[512];
    size_t i, m;
    for (; n; n -= m, out += m) {
        m = n < 256 ? n : 256;
        nni_mt_words(s, w, 2 * m);
        for (i = 0; i < m; i++)
            out[i] = ((double)(int32_t)(w[2 * i] >> 5) * 67108864.0 +
                      (double)(int32_t)(w[2 * i + 1] >> 6)) * 1.1102230246251565e-16;
    }
}
/* In batches: as many tries as pairs are still missing (each of them would be made anyway), the
 * kept ones packed without a branch, then the logarithms. Values, order and the state left behind
 * are those of one call after the other. */
NN_DEF void nn_mt_normals(nn_mt *s, double *out, size_t n)
{
    const int isa = nni_isa();
    uint32_t w[1024];
    double a[256 + 8], b[256 + 8], r[256 + 8];              /* whole vectors are stored */
    size_t m, k;
    if (n && s->has_gauss) { *out++ = s->gauss; n--; s->has_gauss = 0; s->gauss = 0.0; }
    while (n > 1) {
        m = n / 2 < 256 ? n / 2 : 256;
        nni_mt_words(s, w, 4 * m);
        k = nni_polar_tries_for(isa)(a, b, r, w, m);
        nni_polar_for(isa)(out, a, b, r, k, nni_log_tab);
        out += 2 * k;
        n -= 2 * k;
    }
    if (n) *out = nn_mt_normal(s);
}
/* The state n normals leave behind, without making them, in a third of the time: what is drawn
 * after them can be known first, and threads can each start in the middle. */
NNI_FN void nni_mt_normals_skip(nn_mt *s, size_t n)
{
    const int isa = nni_isa();
    size_t pairs, m;
    if (n && s->has_gauss) { n--; s->has_gauss = 0; s->gauss = 0.0; }
    for (pairs = n / 2; pairs; ) {
        if (s->pos >= 624) { nni_mt_twist_for(isa)(s->mt); s->pos = 0; }
        m = (624 - s->pos) / 4 < pairs ? (624 - s->pos) / 4 : pairs;
        if (m) {
            pairs -= nni_polar_count_for(isa)(s->mt + s->pos, m);
            s->pos += 4 * (unsigned)m;
        } else {                                             /* a try whose words lie in two states */
            double a = 2.0 * nn_mt_rand(s) - 1.0, b = 2.0 * nn_mt_rand(s) - 1.0, r = a * a + b * b;
            pairs -= r < 1.0 && r != 0.0;
        }
    }
    if (n & 1) (void)nn_mt_normal(s);
}
NN_DEF double nn_mt_exponential(nn_mt *s) { return -nn_log(1.0 - nn_mt_rand(s)); }
NNI_FN uint64_t nni_mask(uint64_t v)   /* the smallest 2^k - 1 >= v */
{
    v |= v >> 1;
    v |= v >> 2;
    v |= v >> 4;
    v |= v >> 8;
    v |= v >> 16;
    return v | v >> 32;
}
NN_DEF uint64_t nn_mt_interval(nn_mt *s, uint64_t max)
{
    uint64_t mask = nni_mask(max), v;
    if (max == 0) return 0;
    do v = (max <= 0xffffffff ? nn_mt_u32(s) : nni_mt_u64(s)) & mask;
    while (v > max);
    return v;
}
NN_DEF int64_t nn_mt_randint(nn_mt *s, int64_t lo, int64_t hi)
{
    uint64_t r = (uint64_t)hi - 1 - (uint64_t)lo, v;
    NN_ASSERT(hi > lo);
    v = r == 0          ? 0 :
        r == 0xffffffff ? nn_mt_u32(s) :
        r == UINT64_MAX ? nni_mt_u64(s) :
                          nn_mt_interval(s, r);
    v += (uint64_t)lo;
    return (int64_t)v;
}
NN_DEF void nn_mt_shuffle(nn_mt *s, int64_t *idx, size_t n)
{
    size_t i, j;
    int64_t t;
    for (i = n; i > 1; i--) {
        j = (size_t)nn_mt_interval(s, i - 1);
        t = idx[i - 1];
        idx[i - 1] = idx[j];
        idx[j] = t;
    }
}
NN_DEF void nn_mt_permutation(nn_mt *s, int64_t *out, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) out[i] = (int64_t)i;
    nn_mt_shuffle(s, out, n);
}

/* ---- [RNG] PyTorch's CPU generator --------------------------------------- */
NN_DEF void nn_torch_seed(nn_torch_rng *g, uint64_t seed)
{
    nn_mt_seed(&g->mt, (uint32_t)seed);
    g->has_normal = 0;
    g->normal = 0.0;
}
NN_DEF double nn_torch_rand64(nn_torch_rng *g)
{
    return (double)(nni_mt_u64(&g->mt) & 0x1fffffffffffff) * 1.1102230246251565e-16;
}
NN_DEF void nn_torch_uniform(nn_torch_rng *g, float *out, size_t n, float from, float to)
{
    size_t i;
    float range = to - from;
    for (i = 0; i < n; i++)
        out[i] =
            nni_fmaf((float)(nn_mt_u32(&g->mt) & 0xffffff) * 5.9604644775390625e-08f, range, from);
}
/* The float log and sincos of its vectorised Box-Muller (the polynomials of Cephes) with the fusions of
 * its AVX2 builds. They are PyTorch 2.13's: 1.13 fused the cosine's last terms the other way, an ulp
 * apart in one element of a thousand. Only here: elsewhere nn_logf is better. x in (0, 1]; x >= 0. */
NNI_FN float nni_torch_logf(float x)
{
    uint32_t u;
    float e, m, t, z, y;
    if (x < 1.17549435e-38f) x = 1.17549435e-38f;
    u = nni_f2u(x);
    e = (float)((int)(u >> 23) - 126);
    m = nni_u2f((u & 0x7fffff) | 0x3f000000);
    t = m;
    if (m < 0.707106781186547524f) e -= 1.0f;
    else t = 0.0f;
    m = (m - 1.0f) + t;
    z = m * m;
    y = nni_fmaf(7.0376836292e-2f, m, -1.1514610310e-1f);
    y = nni_fmaf(y, m, 1.1676998740e-1f);
    y = nni_fmaf(y, m, -1.2420140846e-1f);
    y = nni_fmaf(y, m, 1.4249322787e-1f);
    y = nni_fmaf(y, m, -1.6668057665e-1f);
    y = nni_fmaf(y, m, 2.0000714765e-1f);
    y = nni_fmaf(y, m, -2.4999993993e-1f);
    y = nni_fmaf(y, m, 3.3333331174e-1f);
    y = y * m;
    y = nni_fmaf(y, z, e * -2.12194440e-4f);
    y = nni_fmaf(-z, 0.5f, y);
    return nni_fmaf(e, 0.693359375f, m + y);
}
NNI_FN void nni_torch_sincosf(float x, float *sn, float *cs)
{
    unsigned j = ((unsigned)(x * 1.27323954473516f) + 1u) & ~1u;
    float y = (float)j, z, c, s, a, b;
    x = nni_fmaf(y, -0.78515625f, x);
    x = nni_fmaf(y, -2.4187564849853515625e-4f, x);
    x = nni_fmaf(y, -3.77489497744594108e-8f, x);
    z = x * x;
    c = nni_fmaf(2.443315711809948e-5f, z, -1.388731625493765e-3f);
    c = nni_fmaf(c, z, 4.166664568298827e-2f) * z;
    c = nni_fmaf(c, z, -(z * 0.5f)) + 1.0f;
    s = nni_fmaf(-1.9515295891e-4f, z, 8.3321608736e-3f);
    s = nni_fmaf(s, z, -1.6666654611e-1f) * z;
    s = nni_fmaf(s, x, x);
    a = j & 2 ? c : s;
    b = j & 2 ? s : c;
    *sn = j & 4 ? -a : a;
    *cs = ((j - 2u) & 4) == 0 ? -b : b;
}
NNI_FN void nni_torch_normal16(float *d, float mean, float std)
{
    int j;
    for (j = 0; j < 8; j++) {
        float rad = sqrtf(-2.0f * nni_torch_logf(1.0f - d[j])), s, c;
        nni_torch_sincosf(6.283185307179586f * d[j + 8], &s, &c);
        d[j] = nni_fmaf(rad * c, std, mean);
        d[j + 8] = nni_fmaf(rad * s, std, mean);
    }
}
NN_DEF void nn_torch_normal(nn_torch_rng *g, float *out, size_t n, float mean, float std)
{
    size_t i;
    if (n >= 16) {
        nn_torch_uniform(g, out, n, 0.0f, 1.0f);
        for (i = 0; i + 16 <= n; i += 16) nni_torch_normal16(out + i, mean, std);
        /* the last 16 places afresh, over part of the last block */
        if (n % 16) {
            nn_torch_uniform(g, out + n - 16, 16, 0.0f, 1.0f);
            nni_torch_normal16(out + n - 16, mean, std);
        }
        return;
    }
    for (i = 0; i < n; i++) {
        double v;
        if (g->has_normal) { v = g->normal; g->has_normal = 0; }
        else {
            double u1 = nn_torch_rand64(g), u2 = nn_torch_rand64(g), rad = nni_sqrt(-2.0 * nn_log1p(-u2)), s, c;
            nn_sincos(6.283185307179586 * u1, &s, &c);
            v = rad * c;
            g->normal = rad * s;
            g->has_normal = 1;
        }
        out[i] = (float)(v * (double)std + (double)mean);
    }
}
NN_DEF int64_t nn_torch_randint(nn_torch_rng *g, int64_t lo, int64_t hi)
{
    uint64_t range = (uint64_t)hi - (uint64_t)lo, v;
    NN_ASSERT(hi > lo);
    /* 1.13 drew 64 bits from 2^32 on, 2.13 does from 2^28 on */
    v = (range < (uint64_t)1 << 28 ? nn_mt_u32(&g->mt) : nni_mt_u64(&g->mt)) % range + (uint64_t)lo;
    return (int64_t)v;
}
NN_DEF int64_t nn_torch_random(nn_torch_rng *g) { return (int64_t)(nni_mt_u64(&g->mt) & INT64_MAX); }
NN_DEF void nn_torch_randperm(nn_torch_rng *g, int64_t *out, size_t n)
{
    size_t i, z;
    int64_t t;
    for (i = 0; i < n; i++) out[i] = (int64_t)i;
    for (i = 0; i + 1 < n; i++) {
        z = i + nn_mt_u32(&g->mt) % (n - i);
        t = out[i];
        out[i] = out[z];
        out[z] = t;
    }
}

/* ---- [RNG] NumPy's default_rng: SeedSequence, PCG64, Generator ------------ */
/* O'Neill (2014), PCG XSL-RR 128/64; Marsaglia & Tsang (2000), the ziggurat; Lemire (2019). The
 * ziggurat tables are bit for bit
 * NumPy's (their SHA-256 digests were checked, docs/random.md): doubles as their bits. */
static const uint64_t nni_zig_k[256] = {
    0x000ef33d8025ef6a, 0x0000000000000000, 0x000c08be98fbc6a8, 0x000da354fabd8142,
    0x000e51f67ec1eeea, 0x000eb255e9d3f77e, 0x000eef4b817ecab9, 0x000f19470afa44aa,
    0x000f37ed61ffcb18, 0x000f4f469561255c, 0x000f61a5e41ba396, 0x000f707a755396a4,
    0x000f7cb2ec28449a, 0x000f86f10c6357d3, 0x000f8fa6578325de, 0x000f9724c74dd0da,
    0x000f9da907dbf509, 0x000fa360f581fa74, 0x000fa86fde5b4bf8, 0x000facf160d354dc,
    0x000fb0fb6718b90f, 0x000fb49f8d5374c6, 0x000fb7ec2366fe77, 0x000fbaece9a1e50e,
    0x000fbdab9d040bed, 0x000fc03060ff6c57, 0x000fc2821037a248, 0x000fc4a67ae25bd1,
    0x000fc6a2977aee31, 0x000fc87aa92896a4, 0x000fca325e4bde85, 0x000fcbcce902231a,
    0x000fcd4d12f839c4, 0x000fceb54d8fec99, 0x000fd007bf1dc930, 0x000fd1464dd6c4e6,
    0x000fd272a8e2f450, 0x000fd38e4ff0c91e, 0x000fd49a9990b478, 0x000fd598b8920f53,
    0x000fd689c08e99ec, 0x000fd76ea9c8e832, 0x000fd848547b08e8, 0x000fd9178bad2c8c,
    0x000fd9dd07a7add2, 0x000fda9970105e8c, 0x000fdb4d5dc02e20, 0x000fdbf95c5bfcd0,
    0x000fdc9debb99a7d, 0x000fdd3b8118729d, 0x000fddd288342f90, 0x000fde6364369f64,
    0x000fdeee708d514e, 0x000fdf7401a6b42e, 0x000fdff46599ed40, 0x000fe06fe4bc24f2,
    0x000fe0e6c225a258, 0x000fe1593c28b84c, 0x000fe1c78cbc3f99, 0x000fe231e9db1caa,
    0x000fe29885da1b91, 0x000fe2fb8fb54186, 0x000fe35b33558d4a, 0x000fe3b799d0002a,
    0x000fe410e99ead7f, 0x000fe46746d47734, 0x000fe4bad34c095c, 0x000fe50baed29524,
    0x000fe559f74ebc78, 0x000fe5a5c8e41212, 0x000fe5ef3e138689, 0x000fe6366fd91078,
    0x000fe67b75c6d578, 0x000fe6be661e11aa, 0x000fe6ff55e5f4f2, 0x000fe73e5900a702,
    0x000fe77b823e9e39, 0x000fe7b6e37070a2, 0x000fe7f08d774243, 0x000fe8289053f08c,
    0x000fe85efb35173a, 0x000fe893dc840864, 0x000fe8c741f0cebc, 0x000fe8f9387d4ef6,
    0x000fe929cc879b1d, 0x000fe95909d388ea, 0x000fe986fb939aa2, 0x000fe9b3ac714866,
    0x000fe9df2694b6d5, 0x000fea0973abe67c, 0x000fea329cf166a4, 0x000fea5aab32952c,
    0x000fea81a6d5741a, 0x000feaa797de1cf0, 0x000feacc85f3d920, 0x000feaf07865e63c,
    0x000feb13762fec13, 0x000feb3585fe2a4a, 0x000feb56ae3162b4, 0x000feb76f4e284fa,
    0x000feb965fe62014, 0x000febb4f4cf9d7c, 0x000febd2b8f449d0, 0x000febefb16e2e3e,
    0x000fec0be31ebde8, 0x000fec2752b15a15, 0x000fec42049dafd3, 0x000fec5bfd29f196,
    0x000fec75406ceef4, 0x000fec8dd2500cb4, 0x000feca5b6911f12, 0x000fecbcf0c427fe,
    0x000fecd38454fb15, 0x000fece97488c8b3, 0x000fecfec47f91b7, 0x000fed1377358528,
    0x000fed278f844903, 0x000fed3b10242f4c, 0x000fed4dfbad586e, 0x000fed605498c3dd,
    0x000fed721d414fe8, 0x000fed8357e4a982, 0x000fed9406a42cc8, 0x000feda42b85b704,
    0x000fedb3c8746ab4, 0x000fedc2df416652, 0x000fedd171a46e52, 0x000feddf813c8ad3,
    0x000feded0f909980, 0x000fedfa1e0fd414, 0x000fee06ae124bc4, 0x000fee12c0d95a06,
    0x000fee1e579006e0, 0x000fee29734b6524, 0x000fee34150ae4bc, 0x000fee3e3db89b3c,
    0x000fee47ee2982f4, 0x000fee51271db086, 0x000fee59e9407f41, 0x000fee623528b42e,
    0x000fee6a0b5897f1, 0x000fee716c3e077a, 0x000fee7858327b82, 0x000fee7ecf7b06ba,
    0x000fee84d2484ab2, 0x000fee8a60b66343, 0x000fee8f7accc851, 0x000fee94207e25da,
    0x000fee9851a829ea, 0x000fee9c0e13485c, 0x000fee9f557273f4, 0x000feea22762ccae,
    0x000feea4836b42ac, 0x000feea668fc2d71, 0x000feea7d76ed6fa, 0x000feea8ce04fa0a,
    0x000feea94be8333b, 0x000feea950296410, 0x000feea8d9c0075e, 0x000feea7e7897654,
    0x000feea678481d24, 0x000feea48aa29e83, 0x000feea21d22e4da, 0x000fee9f2e352024,
    0x000fee9bbc26af2e, 0x000fee97c524f2e4, 0x000fee93473c0a3a, 0x000fee8e40557516,
    0x000fee88ae369c7a, 0x000fee828e7f3dfd, 0x000fee7bdea7b888, 0x000fee749bff37ff,
    0x000fee6cc3a9bd5e, 0x000fee64529e007e, 0x000fee5b45a32888, 0x000fee51994e57b6,
    0x000fee474a0006cf, 0x000fee3c53e12c50, 0x000fee30b2e02ad8, 0x000fee2462ad8205,
    0x000fee175eb83c5a, 0x000fee09a22a1447, 0x000fedfb27e349cc, 0x000fedebea76216c,
    0x000feddbe422047e, 0x000fedcb0ece39d3, 0x000fedb964042cf4, 0x000feda6dce938c9,
    0x000fed937237e98d, 0x000fed7f1c38a836, 0x000fed69d2b9c02b, 0x000fed538d06ae00,
    0x000fed3c41dea422, 0x000fed23e76a2fd8, 0x000fed0a732fe644, 0x000fecefda07fe34,
    0x000fecd4100eb7b8, 0x000fecb708956eb4, 0x000fec98b61230c1, 0x000fec790a0da978,
    0x000fec57f50f31fe, 0x000fec356686c962, 0x000fec114cb4b335, 0x000febeb948e6fd0,
    0x000febc429a0b692, 0x000feb9af5ee0cdc, 0x000feb6fe1c98542, 0x000feb42d3ad1f9e,
    0x000feb13b00b2d4b, 0x000feae2591a02e9, 0x000feaaeae992257, 0x000fea788d8ee326,
    0x000fea3fcffd73e5, 0x000fea044c8dd9f6, 0x000fe9c5d62f563b, 0x000fe9843ba947a4,
    0x000fe93f471d4728, 0x000fe8f6bd76c5d6, 0x000fe8aa5dc4e8e6, 0x000fe859e07ab1ea,
    0x000fe804f690a940, 0x000fe7ab488233c0, 0x000fe74c751f6aa5, 0x000fe6e8102aa202,
    0x000fe67da0b6abd8, 0x000fe60c9f38307e, 0x000fe5947338f742, 0x000fe51470977280,
    0x000fe48bd436f458, 0x000fe3f9bffd1e37, 0x000fe35d35eeb19c, 0x000fe2b5122fe4fe,
    0x000fe20003995557, 0x000fe13c82788314, 0x000fe068c4ee67b0, 0x000fdf82b02b71aa,
    0x000fde87c57efeaa, 0x000fdd7509c63bfd, 0x000fdc46e529bf13, 0x000fdaf8f82e0282,
    0x000fd985e1b2ba75, 0x000fd7e6ef48cf04, 0x000fd613adbd650b, 0x000fd40149e2f012,
    0x000fd1a1a7b4c7ac, 0x000fcee204761f9e, 0x000fcba8d85e11b2, 0x000fc7d26ecd2d22,
    0x000fc32b2f1e22ed, 0x000fbd6581c0b83a, 0x000fb606c4005434, 0x000fac40582a2874,
    0x000f9e971e014598, 0x000f89fa48a41dfc, 0x000f66c5f7f0302c, 0x000f1a5a4b331c4a
};
static const uint64_t nni_zig_w[256] = {
    0x3ccf493b7815d979, 0x3c8b8d0be3fdf6c6, 0x3c9250af3c2c5bb4, 0x3c957cb938443b61,
    0x3c9801fce82fa70c, 0x3c9a230c2e4cd0bc, 0x3c9c004d2f3861f7, 0x3c9dac2f5a747274,
    0x3c9f32482d4cd5c3, 0x3ca04d32278ebbad, 0x3ca0f5053b025d43, 0x3ca192a697413677,
    0x3ca227a28f7a1af5, 0x3ca2b52e3863d880, 0x3ca33c3fc05791f5, 0x3ca3bd9ec1a2b12f,
    0x3ca439ef8dff9b55, 0x3ca4b1bb363dfea7, 0x3ca52575621ad374, 0x3ca59580a707ce96,
    0x3ca60231cfd97eea, 0x3ca66bd261a37c3d, 0x3ca6d2a292000570, 0x3ca736dad346f8a6,
    0x3ca798ad10b32a77, 0x3ca7f845ad46f543, 0x3ca855cc53430a77, 0x3ca8b1649e7b769a,
    0x3ca90b2ea94ecf98, 0x3ca96347822c1eea, 0x3ca9b9c98e38c546, 0x3caa0eccdca4a72c,
    0x3caa62676d77cd59, 0x3caab4ad6e101630, 0x3cab05b16d136c9c, 0x3cab558487427a29,
    0x3caba4368e529f3a, 0x3cabf1d62abf8232, 0x3cac3e70f9594ef3, 0x3cac8a13a5323b61,
    0x3cacd4c9fe72268b, 0x3cad1e9f0e80b748, 0x3cad679d29e41f10, 0x3cadafce0023b8c3,
    0x3cadf73aa9f17653, 0x3cae3debb5d2edfe, 0x3cae83e9337a6f00, 0x3caec93abdf982ce,
    0x3caf0de784f06226, 0x3caf51f654d8f688, 0x3caf956d9e87d7ae, 0x3cafd8537dfa2eac,
    0x3cb00d56e04234ec, 0x3cb02e40f5398f9a, 0x3cb04eea9e16a5fc, 0x3cb06f565b72a010,
    0x3cb08f869071f40b, 0x3cb0af7d84bc6113, 0x3cb0cf3d664bcc7f, 0x3cb0eec84b16086b,
    0x3cb10e20329515ee, 0x3cb12d4707310fbe, 0x3cb14c3e9f8e9141, 0x3cb16b08bfc4201e,
    0x3cb189a71a78da34, 0x3cb1a81b51ee6d88, 0x3cb1c666f8f82acb, 0x3cb1e48b93e0d42e,
    0x3cb2028a9940a09f, 0x3cb2206572c4c6e9, 0x3cb23e1d7de9c31f, 0x3cb25bb40ca96bfb,
    0x3cb2792a661dd37f, 0x3cb29681c719d71b, 0x3cb2b3bb62b82eda, 0x3cb2d0d862e1b853,
    0x3cb2edd9e8cba98e, 0x3cb30ac10d6e48d7, 0x3cb3278ee1f4b930, 0x3cb3444470265ea1,
    0x3cb360e2baca52d5, 0x3cb37d6abe05586a, 0x3cb399dd6fb2b264, 0x3cb3b63bbfb83d03,
    0x3cb3d28698561de0, 0x3cb3eebede725a83, 0x3cb40ae571e09e74, 0x3cb426fb2da6745d,
    0x3cb44300e83c30a4, 0x3cb45ef773cac75d, 0x3cb47adf9e66c336, 0x3cb496ba32488f2f,
    0x3cb4b287f602415d, 0x3cb4ce49acb311dc, 0x3cb4ea001638a605, 0x3cb505abef5e5562,
    0x3cb5214df20a8b5a, 0x3cb53ce6d56a664f, 0x3cb558774e1bb2c8, 0x3cb574000e555f78,
    0x3cb58f81c60e8514, 0x3cb5aafd23241b59, 0x3cb5c672d17d733d, 0x3cb5e1e37b2f8cd3,
    0x3cb5fd4fc89f5e38, 0x3cb618b860a31fc3, 0x3cb6341de8a2b0a2, 0x3cb64f8104b7260b,
    0x3cb66ae257c99672, 0x3cb6864283b13137, 0x3cb6a1a22950b2b1, 0x3cb6bd01e8b343bb,
    0x3cb6d8626128d352, 0x3cb6f3c43161f854, 0x3cb70f27f78b68eb, 0x3cb72a8e516914c6,
    0x3cb745f7dc70eedc, 0x3cb7616535e5731f, 0x3cb77cd6faeff449, 0x3cb7984dc8babd93,
    0x3cb7b3ca3c8b1409, 0x3cb7cf4cf3db22fb, 0x3cb7ead68c73dee7, 0x3cb80667a486ea1f,
    0x3cb82200dac88676, 0x3cb83da2ce899f15, 0x3cb8594e1fd1f5bd, 0x3cb875036f7a7ec5,
    0x3cb890c35f47f72d, 0x3cb8ac8e9205c043, 0x3cb8c865aba10c9c, 0x3cb8e44951446a27,
    0x3cb9003a2973b58f, 0x3cb91c38dc288347, 0x3cb9384612ef0afc, 0x3cb954627903a28a,
    0x3cb9708ebb70d5ee, 0x3cb98ccb892e2a31, 0x3cb9a919933f99bf, 0x3cb9c5798cd5d92c,
    0x3cb9e1ec2b6f7411, 0x3cb9fe7226fad24a, 0x3cba1b0c39f93692, 0x3cba37bb21a2c85b,
    0x3cba547f9e0bbb88, 0x3cba715a724aa9a4, 0x3cba8e4c64a0313d, 0x3cbaab563e9ff108,
    0x3cbac878cd5af5ce, 0x3cbae5b4e18bb336, 0x3cbb030b4fc3a11a, 0x3cbb207cf09a985b,
    0x3cbb3e0aa0e00c00, 0x3cbb5bb541ce3d03, 0x3cbb797db93f8927, 0x3cbb9764f1e5f73c,
    0x3cbbb56bdb85256e, 0x3cbbd3936b2ec0a2, 0x3cbbf1dc9b81ae83, 0x3cbc10486cec16a0,
    0x3cbc2ed7e5f07a2d, 0x3cbc4d8c136e0d1c, 0x3cbc6c6608ec8705, 0x3cbc8b66e0eba617,
    0x3cbcaa8fbd36a2ab, 0x3cbcc9e1c73bd690, 0x3cbce95e3068e037, 0x3cbd0906328b8f6e,
    0x3cbd28db1037ef20, 0x3cbd48de1533c647, 0x3cbd691096e7f123, 0x3cbd8973f4d7fba5,
    0x3cbdaa0999206e70, 0x3cbdcad2f8fc490e, 0x3cbdebd195522e37, 0x3cbe0d06fb49d21c,
    0x3cbe2e74c4ea46f6, 0x3cbe501c99c1d188, 0x3cbe72002f97fe25, 0x3cbe94214b2abf0a,
    0x3cbeb681c0f76f08, 0x3cbed9237610a73a, 0x3cbefc086101eca9, 0x3cbf1f328ac25321,
    0x3cbf42a40fb74d6d, 0x3cbf665f20c90168, 0x3cbf8a6604899782, 0x3cbfaebb187122bf,
    0x3cbfd360d22fe785, 0x3cbff859c118f60b, 0x3cc00ed447d3a075, 0x3cc021a8028fc947,
    0x3cc034a983a902ab, 0x3cc047da4e3ef5c7, 0x3cc05b3bf6adb37e, 0x3cc06ed023a72668,
    0x3cc082988f632e17, 0x3cc0969708e8a254, 0x3cc0aacd7571c0c4, 0x3cc0bf3dd1eed448,
    0x3cc0d3ea34aa3d30, 0x3cc0e8d4cf116593, 0x3cc0fdffefa69fb6, 0x3cc1136e04207041,
    0x3cc129219bbb5d35, 0x3cc13f1d69c4096d, 0x3cc1556448602e3b, 0x3cc16bf93b9deef3,
    0x3cc182df74d21261, 0x3cc19a1a564eebac, 0x3cc1b1ad777f2f8e, 0x3cc1c99ca971a694,
    0x3cc1e1ebfbe4ae39, 0x3cc1fa9fc2e2d901, 0x3cc213bc9d04cc81, 0x3cc22d477a6fd3ee,
    0x3cc24745a4ac9c24, 0x3cc261bcc77658e0, 0x3cc27cb2faa8592e, 0x3cc2982ecd770e78,
    0x3cc2b437532a0a52, 0x3cc2d0d43196db97, 0x3cc2ee0db1a978f5, 0x3cc30becd256aeee,
    0x3cc32a7b5e68a4a3, 0x3cc349c405ae12a3, 0x3cc369d27a33a840, 0x3cc38ab39256410a,
    0x3cc3ac7570ae88fa, 0x3cc3cf27b31704a6, 0x3cc3f2dbaa60f475, 0x3cc417a49cb9e5da,
    0x3cc43d9815545e94, 0x3cc464ce44a73a15, 0x3cc48d62759c43bc, 0x3cc4b7739d6b5a27,
    0x3cc4e3250dcd8902, 0x3cc5109f53e9ac41, 0x3cc54011523a7e42, 0x3cc571b1a94ae41b,
    0x3cc5a5c08b718dd9, 0x3cc5dc8a243ad0fe, 0x3cc61669cf861e4c, 0x3cc653ce7b006aea,
    0x3cc69540be9fe5c3, 0x3cc6db6b8d09e232, 0x3cc72728f05f7a34, 0x3cc7799556090673,
    0x3cc7d42df4d6ce8c, 0x3cc839030529f234, 0x3cc8ab0fbfaa7c14, 0x3cc92ee0946f4496,
    0x3cc9cbee014057ab, 0x3cca8fdc7894775a, 0x3ccb981f3878fdb1, 0x3ccd3bb48209ad33
};
static const uint64_t nni_zig_f[256] = {
    0x3ff0000000000000, 0x3fef446ac979f087, 0x3feeb7545b6ca915, 0x3fee3f11e027f077,
    0x3fedd36fa704de95, 0x3fed70920657bcf2, 0x3fed144978a119dc, 0x3fecbd33a8a72deb,
    0x3fec6a5ecea9787f, 0x3fec1b1cd9eebaea, 0x3febceeb4ee1dc82, 0x3feb85653a8ff552,
    0x3feb3e3a8234dd10, 0x3feaf92a3f6ce8a2, 0x3feab5fef17a2504, 0x3fea748bd550c9e1,
    0x3fea34aafdf5af0f, 0x3fe9f63bee651fd8, 0x3fe9b9228d240681, 0x3fe97d4657617ac1,
    0x3fe94291c21b7a47, 0x3fe908f1bd31714f, 0x3fe8d0554fe60aa8, 0x3fe898ad48badf02,
    0x3fe861ebfc37bcac, 0x3fe82c050f56cf6e, 0x3fe7f6ed4b20e2cb, 0x3fe7c29a779c6858,
    0x3fe78f033ca0b0d5, 0x3fe75c1f0770d856, 0x3fe729e5f43f6d12, 0x3fe6f850baea7aee,
    0x3fe6c7589e635a89, 0x3fe696f75e513b2a, 0x3fe667272a92e323, 0x3fe637e298550c18,
    0x3fe6092498802665, 0x3fe5dae86f4aff6a, 0x3fe5ad29acc85c89, 0x3fe57fe4264c8d8f,
    0x3fe55313f08d9e46, 0x3fe526b55a656cd5, 0x3fe4fac4e820b667, 0x3fe4cf3f4f494ec0,
    0x3fe4a42172dc5278, 0x3fe479685fdf5012, 0x3fe44f114a493679, 0x3fe425198a355fe3,
    0x3fe3fb7e99585b82, 0x3fe3d23e10af31a3, 0x3fe3a955a662cd0e, 0x3fe380c32bda00d5,
    0x3fe358848bf550e9, 0x3fe33097c9703a35, 0x3fe308fafd6438ef, 0x3fe2e1ac55ea3bee,
    0x3fe2baaa14d7954a, 0x3fe293f28e93cd15, 0x3fe26d84290504ed, 0x3fe2475d5a90db84,
    0x3fe2217ca92ff7f2, 0x3fe1fbe0a9929620, 0x3fe1d687fe549969, 0x3fe1b171573fd111,
    0x3fe18c9b709b3c50, 0x3fe16805128639da, 0x3fe143ad105ea99c, 0x3fe11f9248311f38,
    0x3fe0fbb3a2325913, 0x3fe0d810104142a0, 0x3fe0b4a68d70d9ae, 0x3fe091761d995d81,
    0x3fe06e7dccf03c36, 0x3fe04bbcafa63f2e, 0x3fe02931e18b822a, 0x3fe006dc85b8cac4,
    0x3fdfc9778c7bbda1, 0x3fdf859da7a900ca, 0x3fdf4229cb2f7af3, 0x3fdeff1a717e8f95,
    0x3fdebc6e20bd1f54, 0x3fde7a236a4ec3c5, 0x3fde3838ea5f9b85, 0x3fddf6ad47763a09,
    0x3fddb57f320b56b1, 0x3fdd74ad6426de33, 0x3fdd3436a1021080, 0x3fdcf419b4ae5b6d,
    0x3fdcb45573c0a848, 0x3fdc74e8bb00d7c7, 0x3fdc35d26f1d2cb8, 0x3fdbf7117c616a17,
    0x3fdbb8a4d6716d91, 0x3fdb7a8b7807131b, 0x3fdb3cc462b331ca, 0x3fdaff4e9ea18552,
    0x3fdac2293a5f5a9e, 0x3fda85534aa4d880, 0x3fda48cbea20c04d, 0x3fda0c923946843e,
    0x3fd9d0a55e1e93df, 0x3fd995048418c0c6, 0x3fd959aedbe09f93, 0x3fd91ea39b33cb17,
    0x3fd8e3e1fcb9f115, 0x3fd8a9693fde9188, 0x3fd86f38a8ac5ab6, 0x3fd8354f7faa0dd9,
    0x3fd7fbad11b8d911, 0x3fd7c250aff414b0, 0x3fd78939af9252eb, 0x3fd7506769c7b1ed,
    0x3fd717d93ba9614c, 0x3fd6df8e86124caa, 0x3fd6a786ad88de21, 0x3fd66fc11a25cbe2,
    0x3fd6383d377be515, 0x3fd600fa7480d2c8, 0x3fd5c9f84376c244, 0x3fd5933619d6eebe,
    0x3fd55cb3703d0100, 0x3fd5266fc2533bed, 0x3fd4f06a8ebf6d92, 0x3fd4baa357109ca2,
    0x3fd485199fad6ad4, 0x3fd44fccefc324fe, 0x3fd41abcd1357a19, 0x3fd3e5e8d08ed2db,
    0x3fd3b1507cf143ae, 0x3fd37cf368081379, 0x3fd348d125f9d19e, 0x3fd314e94d5af62f,
    0x3fd2e13b77210766, 0x3fd2adc73e963fdd, 0x3fd27a8c414db11e, 0x3fd2478a1f17de89,
    0x3fd214c079f7cc9e, 0x3fd1e22ef6188116, 0x3fd1afd539c2f050, 0x3fd17db2ed5454e8,
    0x3fd14bc7bb34ee67, 0x3fd11a134fcf2423, 0x3fd0e895598709c4, 0x3fd0b74d88b242da,
    0x3fd0863b8f904336, 0x3fd0555f2242e9d9, 0x3fd024b7f6c7747e, 0x3fcfe88b89df93c5,
    0x3fcf88108cb83235, 0x3fcf27fe6ce998d2, 0x3fcec854a4c99c44, 0x3fce6912b2283cdd,
    0x3fce0a3816457184, 0x3fcdabc455c7900a, 0x3fcd4db6f8b2514f, 0x3fccf00f8a5e6fcc,
    0x3fcc92cd9971df53, 0x3fcc35f0b7d89d47, 0x3fcbd9787abe18a1, 0x3fcb7d647a8731aa,
    0x3fcb21b452ccd13a, 0x3fcac667a2571807, 0x3fca6b7e0b19267e, 0x3fca10f7322d7e3d,
    0x3fc9b6d2bfd2fe5a, 0x3fc95d105f6a7c27, 0x3fc903afbf74fa69, 0x3fc8aab09192815b,
    0x3fc852128a819a38, 0x3fc7f9d5621f7175, 0x3fc7a1f8d368a323, 0x3fc74a7c9c7ab5a6,
    0x3fc6f3607e964716, 0x3fc69ca43e21f25c, 0x3fc64647a2adf19c, 0x3fc5f04a76f883f9,
    0x3fc59aac88f31d6c, 0x3fc5456da9c86835, 0x3fc4f08dade31fc1, 0x3fc49c0c6cf5ce2d,
    0x3fc447e9c20375d5, 0x3fc3f4258b6931ae, 0x3fc3a0bfaae8d7ee, 0x3fc34db805b4ab88,
    0x3fc2fb0e847c2a65, 0x3fc2a8c3137a071a, 0x3fc256d5a2835eb7, 0x3fc2054625183c34,
    0x3fc1b41492757d42, 0x3fc16340e5a82d63, 0x3fc112cb1da26eb9, 0x3fc0c2b33d5209ba,
    0x3fc072f94bb8bf85, 0x3fc0239d54067d2a, 0x3fbfa93ecb6b222c, 0x3fbf0bff29520e1c,
    0x3fbe6f7bf29aa54b, 0x3fbdd3b56176e88f, 0x3fbd38abb9bd91e5, 0x3fbc9e5f493b740a,
    0x3fbc04d0680b1015, 0x3fbb6bff78f2e233, 0x3fbad3ece9caf633, 0x3fba3c9933ea6286,
    0x3fb9a604dc9d5b19, 0x3fb9103075a4a0ab, 0x3fb87b1c9dbf2852, 0x3fb7e6ca013eefd6,
    0x3fb753395aaa1176, 0x3fb6c06b73694a4c, 0x3fb62e6124854d18, 0x3fb59d1b577466a4,
    0x3fb50c9b06fa2bae, 0x3fb47ce1401b2213, 0x3fb3edef23269a86, 0x3fb35fc5e4d93e70,
    0x3fb2d266cf9b3111, 0x3fb245d344dd0d91, 0x3fb1ba0cbe97897d, 0x3fb12f14d0f2179d,
    0x3fb0a4ed2c159625, 0x3fb01b979e30e497, 0x3faf262c2b6c6e35, 0x3fae16d547b25181,
    0x3fad092efeadf162, 0x3fabfd3e0f282a2c, 0x3faaf30790385f70, 0x3fa9ea90f9295563,
    0x3fa8e3e02a68b5ab, 0x3fa7defb77af271e, 0x3fa6dbe9b398d064, 0x3fa5dab23cf2add4,
    0x3fa4db5d0e11275d, 0x3fa3ddf2ce98eecb, 0x3fa2e27ce83df497, 0x3fa1e9059f1f6abc,
    0x3fa0f1982e968011, 0x3f9ff881d718a5c4, 0x3f9e121adb828c75, 0x3f9c301983cd091a,
    0x3f9a529f4e22ebf8, 0x3f9879d1b600c10a, 0x3f96a5daf40bbf82, 0x3f94d6eaf2fbb064,
    0x3f930d388dab5e13, 0x3f91490334603012, 0x3f8f152a4f72dd49, 0x3f8ba48d274f8fac,
    0x3f8841040d8da478, 0x3f84eb96421acfe0, 0x3f81a59229952f92, 0x3f7ce160f8ec6837,
    0x3f769ea8d90cb85d, 0x3f708a1f03b0b1fd, 0x3f655f9f43c1b067, 0x3f54a605b6b9f70f
};
static const uint64_t nni_zig_ke[256] = {
    0x001c5214272497c6, 0x0000000000000000, 0x00137d5bd79c317e, 0x00186ef58e3f3c10,
    0x001a9bb7320eb0ae, 0x001bd127f719447c, 0x001c951d0f88651a, 0x001d1bfe2d5c3972,
    0x001d7e5bd56b18b2, 0x001dc934dd172c70, 0x001e0409dfac9dc8, 0x001e337b71d47836,
    0x001e5a8b177cb7a2, 0x001e7b42096f046c, 0x001e970daf08ae3e, 0x001eaef5b14ef09e,
    0x001ec3bd07b46556, 0x001ed5f6f08799ce, 0x001ee614ae6e5688, 0x001ef46eca361cd0,
    0x001f014b76ddd4a4, 0x001f0ce313a796b6, 0x001f176369f1f77a, 0x001f20f20c452570,
    0x001f29ae1951a874, 0x001f31b18fb95532, 0x001f39125157c106, 0x001f3fe2eb6e694c,
    0x001f463332d788fa, 0x001f4c10bf1d3a0e, 0x001f51874c5c3322, 0x001f56a109c3ecc0,
    0x001f5b66d9099996, 0x001f5fe08210d08c, 0x001f6414dd445772, 0x001f6809f6859678,
    0x001f6bc52a2b02e6, 0x001f6f4b3d32e4f4, 0x001f72a07190f13a, 0x001f75c8974d09d6,
    0x001f78c71b045cc0, 0x001f7b9f12413ff4, 0x001f7e5346079f8a, 0x001f80e63be21138,
    0x001f835a3dad9162, 0x001f85b16056b912, 0x001f87ed89b24262, 0x001f8a10759374fa,
    0x001f8c1bba3d39ac, 0x001f8e10cc45d04a, 0x001f8ff102013e16, 0x001f91bd968358e0,
    0x001f9377ac47afd8, 0x001f95204f8b64da, 0x001f96b878633892, 0x001f98410c968892,
    0x001f99bae146ba80, 0x001f9b26bc697f00, 0x001f9c85561b717a, 0x001f9dd759cfd802,
    0x001f9f1d6761a1ce, 0x001fa058140936c0, 0x001fa187eb3a3338, 0x001fa2ad6f6bc4fc,
    0x001fa3c91ace0682, 0x001fa4db5fee6aa2, 0x001fa5e4aa4d097c, 0x001fa6e55ee46782,
    0x001fa7dddca51ec4, 0x001fa8ce7ce6a874, 0x001fa9b793ce5fee, 0x001faa9970adb858,
    0x001fab745e588232, 0x001fac48a3740584, 0x001fad1682bf9fe8, 0x001fadde3b5782c0,
    0x001faea008f21d6c, 0x001faf5c2418b07e, 0x001fb012c25b7a12, 0x001fb0c41681dff4,
    0x001fb17050b6f1fa, 0x001fb2179eb2963a, 0x001fb2ba2bdfa84a, 0x001fb358217f4e18,
    0x001fb3f1a6c9be0c, 0x001fb486e10cacd6, 0x001fb517f3c793fc, 0x001fb5a500c5fdaa,
    0x001fb62e2837fe58, 0x001fb6b388c9010a, 0x001fb7353fb50798, 0x001fb7b368dc7da8,
    0x001fb82e1ed6ba08, 0x001fb8a57b0347f6, 0x001fb919959a0f74, 0x001fb98a85ba7204,
    0x001fb9f861796f26, 0x001fba633deee286, 0x001fbacb2f41ec16, 0x001fbb3048b49144,
    0x001fbb929caea4e2, 0x001fbbf23cc8029e, 0x001fbc4f39d22994, 0x001fbca9a3e140d4,
    0x001fbd018a548f9e, 0x001fbd56fbde729c, 0x001fbdaa068bd66a, 0x001fbdfab7cb3f40,
    0x001fbe491c7364de, 0x001fbe9540c9695e, 0x001fbedf3086b128, 0x001fbf26f6de6174,
    0x001fbf6c9e828ae2, 0x001fbfb031a904c4, 0x001fbff1ba0ffdb0, 0x001fc03141024588,
    0x001fc06ecf5b54b2, 0x001fc0aa6d8b1426, 0x001fc0e42399698a, 0x001fc11bf9298a64,
    0x001fc151f57d1942, 0x001fc1861f770f4a, 0x001fc1b87d9e74b4, 0x001fc1e91620ea42,
    0x001fc217eed505de, 0x001fc2450d3c83fe, 0x001fc27076864fc2, 0x001fc29a2f90630e,
    0x001fc2c23ce98046, 0x001fc2e8a2d2c6b4, 0x001fc30d654122ec, 0x001fc33087de9c0e,
    0x001fc3520e0b7ec6, 0x001fc371fadf66f8, 0x001fc390512a2886, 0x001fc3ad137497fa,
    0x001fc3c844013348, 0x001fc3e1e4ccab40, 0x001fc3f9f78e4da8, 0x001fc4107db85060,
    0x001fc4257877fd68, 0x001fc438e8b5bfc6, 0x001fc44acf15112a, 0x001fc45b2bf447e8,
    0x001fc469ff6c4504, 0x001fc477495001b2, 0x001fc483092bfbb8, 0x001fc48d3e457ff6,
    0x001fc495e799d21a, 0x001fc49d03dd30b0, 0x001fc4a29179b432, 0x001fc4a68e8e07fc,
    0x001fc4a8f8ebfb8c, 0x001fc4a9ce16ea9e, 0x001fc4a90b41fa34, 0x001fc4a6ad4e28a0,
    0x001fc4a2b0c82e74, 0x001fc49d11e62de2, 0x001fc495cc852df4, 0x001fc48cdc265ec0,
    0x001fc4823bec237a, 0x001fc475e696dee6, 0x001fc467d6817e82, 0x001fc458059dc036,
    0x001fc4466d702e20, 0x001fc433070bcb98, 0x001fc41dcb0d6e0e, 0x001fc406b196bbf6,
    0x001fc3edb248cb62, 0x001fc3d2c43e593c, 0x001fc3b5de0591b4, 0x001fc396f599614c,
    0x001fc376005a4592, 0x001fc352f3069370, 0x001fc32dc1b22818, 0x001fc3065fbd7888,
    0x001fc2dcbfcbf262, 0x001fc2b0d3b99f9e, 0x001fc2828c8ffcf0, 0x001fc251da79f164,
    0x001fc21eacb6d39e, 0x001fc1e8f18c6756, 0x001fc1b09637bb3c, 0x001fc17586dccd10,
    0x001fc137ae74d6b6, 0x001fc0f6f6bb2414, 0x001fc0b348184da4, 0x001fc06c898baff0,
    0x001fc022a092f364, 0x001fbfd5710f72b8, 0x001fbf84dd29488e, 0x001fbf30c52fc60a,
    0x001fbed907770cc6, 0x001fbe7d80327dda, 0x001fbe1e094ba614, 0x001fbdba7a354408,
    0x001fbd52a7b9f826, 0x001fbce663c6201a, 0x001fbc757d2c4de4, 0x001fbbffbf63b7aa,
    0x001fbb84f23fe6a2, 0x001fbb04d9a0d18c, 0x001fba7f351a70ac, 0x001fb9f3bf92b618,
    0x001fb9622ed4abfc, 0x001fb8ca33174a16, 0x001fb82b76765b54, 0x001fb7859c5b895c,
    0x001fb6d840d55594, 0x001fb622f7d96942, 0x001fb5654c6f37e0, 0x001fb49ebfbf69d2,
    0x001fb3cec803e746, 0x001fb2f4cf539c3e, 0x001fb21032442852, 0x001fb1203e5a9604,
    0x001fb0243042e1c2, 0x001faf1b31c479a6, 0x001fae045767e104, 0x001facde9dbf2d72,
    0x001faba8e640060a, 0x001faa61f399ff28, 0x001fa908656f66a2, 0x001fa79ab3508d3c,
    0x001fa61726d1f214, 0x001fa47bd48bea00, 0x001fa2c693c5c094, 0x001fa0f4f47df314,
    0x001f9f04336bbe0a, 0x001f9cf12b79f9bc, 0x001f9ab84415abc4, 0x001f98555b782fb8,
    0x001f95c3abd03f78, 0x001f92fda9cef1f2, 0x001f8ffcda9ae41c, 0x001f8cb99e7385f8,
    0x001f892aec479606, 0x001f8545f904db8e, 0x001f80fdc336039a, 0x001f7c427839e926,
    0x001f7700a3582acc, 0x001f71200f1a241c, 0x001f6a8234b7352a, 0x001f630000a8e266,
    0x001f5a66904fe3c4, 0x001f50724ece1172, 0x001f44c7665c6fda, 0x001f36e5a38a59a2,
    0x001f26143450340a, 0x001f113e047b0414, 0x001ef6aefa57cbe6, 0x001ed38ca188151e,
    0x001ea2a61e122db0, 0x001e5961c78b267c, 0x001dddf62bac0bb0, 0x001cdb4dd9e4e8c0
};
static const uint64_t nni_zig_we[256] = {
    0x3cd164ec94bf5dc1, 0x3c60589d8b5d4119, 0x3c6ad6b2495b4d2b, 0x3c719335a95b8dba,
    0x3c7522e6e54a2a73, 0x3c785090fbc27a80, 0x3c7b38d1ef79b7cc, 0x3c7decd8b76dbd98,
    0x3c803bf049c65c3c, 0x3c8170db24d6f670, 0x3c82980290da2633, 0x3c83b388fe3d6eca,
    0x3c84c515c60bfe21, 0x3c85cdf89d024ac3, 0x3c86cf40f0a72bbd, 0x3c87c9cdda17d019,
    0x3c88be5954d3606f, 0x3c89ad80552237d2, 0x3c8a97c8be5d5203, 0x3c8b7da5dddda3c4,
    0x3c8c5f7bd78c3f89, 0x3c8d3da24df17c36, 0x3c8e186678f1735a, 0x3c8ef00ccf5f4faa,
    0x3c8fc4d25d683209, 0x3c904b76ed6a7558, 0x3c90b348479b80fc, 0x3c9119f38749f5af,
    0x3c917f8ceb4bdfa0, 0x3c91e426e93e49e7, 0x3c9247d26538ff2e, 0x3c92aa9ee123680b,
    0x3c930c9aa526da4b, 0x3c936dd2e26d8202, 0x3c93ce53d12162a0, 0x3c942e28ca706748,
    0x3c948d5c5f35e712, 0x3c94ebf86bcd0b93, 0x3c954a0629786f4d, 0x3c95a78e3db8befd,
    0x3c960498c7dd2ecf, 0x3c96612d6d0c68e0, 0x3c96bd5362faa944, 0x3c971911797990bb,
    0x3c97746e23077973, 0x3c97cf6f7c7e8172, 0x3c982a1b53fed599, 0x3c9884772f2be1ec,
    0x3c98de8850d0c52a, 0x3c993853bdfda244, 0x3c9991de42ad1338, 0x3c99eb2c75ff03bf,
    0x3c9a4442be14884a, 0x3c9a9d255396d261, 0x3c9af5d844f224c9, 0x3c9b4e5f794c979b,
    0x3c9ba6beb33f8f89, 0x3c9bfef99359fe99, 0x3c9c57139a70d29f, 0x3c9caf102bc25adb,
    0x3c9d06f28ef0e6fb, 0x3c9d5ebdf1d86b8d, 0x3c9db6756a429057, 0x3c9e0e1bf77c31fe,
    0x3c9e65b483cf1044, 0x3c9ebd41e5e21b62, 0x3c9f14c6e202949f, 0x3c9f6c462b57feb5,
    0x3c9fc3c26504a9a1, 0x3ca00d9f119a3cd9, 0x3ca0395df60db162, 0x3ca0651f1c7276f8,
    0x3ca090e3bb4b0072, 0x3ca0bcad03710137, 0x3ca0e87c207a2f66, 0x3ca114523917ac15,
    0x3ca140306f707dbe, 0x3ca16c17e1777ffb, 0x3ca19809a93d2396, 0x3ca1c406dd3d5283,
    0x3ca1f01090a9c4e2, 0x3ca21c27d3b10e05, 0x3ca2484db3c2a329, 0x3ca274833bd0189f,
    0x3ca2a0c9748bcdaa, 0x3ca2cd2164a53b5d, 0x3ca2f98c11031721, 0x3ca3260a7cfb7611,
    0x3ca3529daa8a1ba1, 0x3ca37f469a851af0, 0x3ca3ac064ccfeffc, 0x3ca3d8ddc08d336d,
    0x3ca405cdf44f09c4, 0x3ca432d7e6466cd0, 0x3ca45ffc94716ca7, 0x3ca48d3cfcc883c4,
    0x3ca4ba9a1d6b18a4, 0x3ca4e814f4cb45ea, 0x3ca515ae81d900fb, 0x3ca54367c42cb5f8,
    0x3ca57141bc316f27, 0x3ca59f3d6b4e9cf9, 0x3ca5cd5bd4119335, 0x3ca5fb9dfa56cf26,
    0x3ca62a04e3731a2e, 0x3ca65891965c9b8c, 0x3ca687451bd3ebee, 0x3ca6b6207e8d3cdf,
    0x3ca6e524cb59a608, 0x3ca714531150a9fb, 0x3ca743ac61fa041c, 0x3ca77331d177d130,
    0x3ca7a2e476b1240a, 0x3ca7d2c56b7d17f7, 0x3ca802d5ccce7277, 0x3ca83316badfe62a,
    0x3ca86389596108e7, 0x3ca8942ecfa40f54, 0x3ca8c50848cc6094, 0x3ca8f616f3fe1513,
    0x3ca9275c048e73e1, 0x3ca958d8b235828a, 0x3ca98a8e3940bbf4, 0x3ca9bc7ddac7035d,
    0x3ca9eea8dcdde951, 0x3caa21108ad0592d, 0x3caa53b63556c690, 0x3caa869b32d0f30f,
    0x3caab9c0df81657a, 0x3caaed289dcaacff, 0x3cab20d3d66e8bb5, 0x3cab54c3f8cf2542,
    0x3cab88fa7b324fb6, 0x3cabbd78db072610, 0x3cabf2409d2dfd85, 0x3cac27534e42e02d,
    0x3cac5cb282eab1a4, 0x3cac925fd82323fb, 0x3cacc85cf395a56c, 0x3cacfeab83ed7180,
    0x3cad354d4130f2ad, 0x3cad6c43ed1ea3fe, 0x3cada391538da50a, 0x3caddb374ad2357f,
    0x3cae1337b426509b, 0x3cae4b947c16a452, 0x3cae844f9af4237f, 0x3caebd6b154a7678,
    0x3caef6e8fc5b9168, 0x3caf30cb6ea0bc7f, 0x3caf6b1498515ed0, 0x3cafa5c6b3efe1e5,
    0x3cafe0e40add09d8, 0x3cb00e377af911d4, 0x3cb02c34ef11391b, 0x3cb04a6b9e9224a3,
    0x3cb068dccf1126db, 0x3cb08789cf3aad0f, 0x3cb0a673f733c819, 0x3cb0c59ca900946f,
    0x3cb0e50550efcfb7, 0x3cb104af660befce, 0x3cb1249c6a92154a, 0x3cb144cdec6f3a2b,
    0x3cb1654585c404c1, 0x3cb18604dd6fae9e, 0x3cb1a70da7a27820, 0x3cb1c861a6782a5a,
    0x3cb1ea02aa9b3370, 0x3cb20bf293f0f4a2, 0x3cb22e33524fe550, 0x3cb250c6e6403bba,
    0x3cb273af61c7daa6, 0x3cb296eee942532b, 0x3cb2ba87b445db51, 0x3cb2de7c0e962d70,
    0x3cb302ce59265965, 0x3cb327810b2aa7d0, 0x3cb34c96b33bc965, 0x3cb37211f88ca856,
    0x3cb397f59c345143, 0x3cb3be447a8d8b83, 0x3cb3e5018cadded0, 0x3cb40c2fe9f5eead,
    0x3cb433d2c9bd42f8, 0x3cb45bed851bc92c, 0x3cb4848398d39432, 0x3cb4ad98a75da14c,
    0x3cb4d7307b1cb127, 0x3cb5014f08b99508, 0x3cb52bf871acaab2, 0x3cb5573106f8a75a,
    0x3cb582fd4c1b4461, 0x3cb5af61fa38e107, 0x3cb5dc640388bd9e, 0x3cb60a0897081879,
    0x3cb63855247b2e94, 0x3cb6674f60c3f432, 0x3cb696fd4a9748ee, 0x3cb6c7652f9a7b1e,
    0x3cb6f88db1f42507, 0x3cb72a7dce5cd218, 0x3cb75d3ce2bd71c3, 0x3cb790d2b56b71f9,
    0x3cb7c5477d1476d3, 0x3cb7faa3e96e1412, 0x3cb830f12cc0bec3, 0x3cb8683906687342,
    0x3cb8a085ce695bab, 0x3cb8d9e2823b3695, 0x3cb9145ad2f37544, 0x3cb94ffb34fc2a0e,
    0x3cb98cd0f18d1ad8, 0x3cb9caea3a24d9ea, 0x3cba0a563e49f178, 0x3cba4b2543e84c3b,
    0x3cba8d68c2ad86ea, 0x3cbad13382d845c4, 0x3cbb1699c003b60a, 0x3cbb5db15091ea0f,
    0x3cbba691d276da5e, 0x3cbbf154de4bef77, 0x3cbc3e1641c2e0a7, 0x3cbc8cf442c8c8f4,
    0x3cbcde0fecf2a97f, 0x3cbd318d6b2738c5, 0x3cbd87946fec3bec, 0x3cbde050af4ef19f,
    0x3cbe3bf26e190960, 0x3cbe9aaf2af383c1, 0x3cbefcc26750ea4a, 0x3cbf626e9791f7a7,
    0x3cbfcbfe43f6c6e5, 0x3cc01ce2b362ec2e, 0x3cc056118bf58eef, 0x3cc091c1cdcba54e,
    0x3cc0d031785d48a0, 0x3cc111a8034392a6, 0x3cc156786775442a, 0x3cc19f03bcb3c2d6,
    0x3cc1ebbca0c9fa7c, 0x3cc23d2bb659919f, 0x3cc293f5ae49aaa5, 0x3cc2f0e38a4411f0,
    0x3cc354ee27ccf75e, 0x3cc3c14ec7c8b861, 0x3cc4379766e41362, 0x3cc4b9d7cd4751d1,
    0x3cc54ad83ccf73f6, 0x3cc5ee7ae17313d2, 0x3cc6aa676d4bbf72, 0x3cc78750d6eac62f,
    0x3cc8939fe6f2ed19, 0x3cc9e9dc0d487b85, 0x3ccbc39e51da71fc, 0x3ccec9d9297ebb83
};
static const uint64_t nni_zig_fe[256] = {
    0x3ff0000000000000, 0x3fee0545e5881137, 0x3fecd0a65081fff1, 0x3febe5007beb7b27,
    0x3feb210f0ee67f2a, 0x3fea76baa562fae7, 0x3fe9de9715556d9b, 0x3fe95431c455aa39,
    0x3fe8d4a376d3d22f, 0x3fe85de87806c5b8, 0x3fe7ee8a2d243126, 0x3fe7856e9b09d47e,
    0x3fe721bb5ba94b63, 0x3fe6c2c3498418c6, 0x3fe667fa6d4f5c06, 0x3fe610edc1a7af66,
    0x3fe5bd3d694cac75, 0x3fe56c9882da8773, 0x3fe51eba1578899a, 0x3fe4d366c151f8af,
    0x3fe48a6afb8ee069, 0x3fe44399afa8e125, 0x3fe3fecb2bb18b80, 0x3fe3bbdc44e1d114,
    0x3fe37aada708ddd9, 0x3fe33b23450e6318, 0x3fe2fd23e345da5e, 0x3fe2c098b61f4f24,
    0x3fe2856d111132bd, 0x3fe24b8e228c50a3, 0x3fe212eaba813ec8, 0x3fe1db7319877b89,
    0x3fe1a518c71e3b25, 0x3fe16fce6dce6fee, 0x3fe13b87bc33169c, 0x3fe108394a1cc38d,
    0x3fe0d5d8812b1e2b, 0x3fe0a45b8854d02a, 0x3fe073b931ee3b7d, 0x3fe043e8ebd26548,
    0x3fe014e2b160f324, 0x3fdfcd3dfe214576, 0x3fdf722d8ebfc5fa, 0x3fdf1886d1eb424d,
    0x3fdec03d4b969d90, 0x3fde6945367dd351, 0x3fde139375e137fc, 0x3fddbf1d88a7210c,
    0x3fdd6bd97db9ed7a, 0x3fdd19bde97e1a0b, 0x3fdcc8c1dc40e092, 0x3fdc78dcd983fb60,
    0x3fdc2a06d00ea583, 0x3fdbdc3812aeeeb5, 0x3fdb8f6951990b88, 0x3fdb43939454806f,
    0x3fdaf8b03428ef5f, 0x3fdaaeb8d6fdf6e5, 0x3fda65a76aa30140, 0x3fda1d76207521f4,
    0x3fd9d61f695a3792, 0x3fd98f9df2097ba8, 0x3fd949ec9f9a8110, 0x3fd905068c545d04,
    0x3fd8c0e704b75d39, 0x3fd87d8984bc3f8c, 0x3fd83ae9b5446138, 0x3fd7f90369b6ce59,
    0x3fd7b7d29dc6801e, 0x3fd77753735e72e3, 0x3fd7378230b08dea, 0x3fd6f85b3e649e9d,
    0x3fd6b9db25e4e99c, 0x3fd67bfe8fc60d9f, 0x3fd63ec2424827e4, 0x3fd602231fef5876,
    0x3fd5c61e2631ee6c, 0x3fd58ab06c3aa9ef, 0x3fd54fd721bda3e7, 0x3fd5158f8dde89f5,
    0x3fd4dbd70e26f91d, 0x3fd4a2ab158bdad3, 0x3fd46a092b80beef, 0x3fd431eeeb1841e2,
    0x3fd3fa5a0230a14e, 0x3fd3c34830abb285, 0x3fd38cb747b17def, 0x3fd356a528fcd0dd,
    0x3fd3210fc6312435, 0x3fd2ebf520394270, 0x3fd2b75346ae2262, 0x3fd2832857457629,
    0x3fd24f727d4776fd, 0x3fd21c2ff10b7eff, 0x3fd1e95ef77b09db, 0x3fd1b6fde19abc5a,
    0x3fd1850b0c191982, 0x3fd15384dee291ef, 0x3fd12269ccba9fba, 0x3fd0f1b852d9a66c,
    0x3fd0c16ef88f5333, 0x3fd0918c4ee93e13, 0x3fd0620ef05d90d2, 0x3fd032f580797c2c,
    0x3fd0043eab93476a, 0x3fcfabd24cff9354, 0x3fcf4fe75c963e7e, 0x3fcef4ba0fe8e09b,
    0x3fce9a48005940f2, 0x3fce408ed62f83a7, 0x3fcde78c48224f39, 0x3fcd8f3e1ae3eeb8,
    0x3fcd37a220b431fd, 0x3fcce0b638f6d09f, 0x3fcc8a784fce1802, 0x3fcc34e65db9afee,
    0x3fcbdffe67394435, 0x3fcb8bbe7c72e4a5, 0x3fcb3824b8dcef3e, 0x3fcae52f42eb5b0b,
    0x3fca92dc4bc03c49, 0x3fca412a0edf5cbc, 0x3fc9f016d1e4c512, 0x3fc99fa0e43e1623,
    0x3fc94fc69ee692a1, 0x3fc900866425bb79, 0x3fc8b1de9f5062d5, 0x3fc863cdc48c1af9,
    0x3fc816525094e7e6, 0x3fc7c96ac8851bae, 0x3fc77d15b99f46fe, 0x3fc73151b91a2839,
    0x3fc6e61d63ee84ea, 0x3fc69b775ea6da28, 0x3fc6515e5530d1ac, 0x3fc607d0fab06a31,
    0x3fc5bece0954c2b6, 0x3fc57654422e78f5, 0x3fc52e626d078c49, 0x3fc4e6f7583cb6fa,
    0x3fc4a011d8983096, 0x3fc459b0c92dccc6, 0x3fc413d30b386a9a, 0x3fc3ce7785f8a905,
    0x3fc3899d2694d5c9, 0x3fc34542dffa0caf, 0x3fc30167aabe7d6e, 0x3fc2be0a8504cf34,
    0x3fc27b2a72609940, 0x3fc238c67bbbe878, 0x3fc1f6ddaf3dca65, 0x3fc1b56f2031d666,
    0x3fc17479e6f0ae78, 0x3fc133fd20c9712f, 0x3fc0f3f7efec1720, 0x3fc0b4697b54b62f,
    0x3fc07550eeb7a5be, 0x3fc036ad7a6e7f04, 0x3fbff0fca6cbea8d, 0x3fbf758566190414,
    0x3fbefaf3ae83c33c, 0x3fbe8146048eb9cc, 0x3fbe087af561bafb, 0x3fbd909116ad9398,
    0x3fbd198706914dd7, 0x3fbca35b6b80fd57, 0x3fbc2e0cf42e10af, 0x3fbbb99a5771268f,
    0x3fbb460254356548, 0x3fbad343b1655465, 0x3fba615d3dd938b7, 0x3fb9f04dd046f428,
    0x3fb9801447336b70, 0x3fb910af88e574b9, 0x3fb8a21e835a533b, 0x3fb834602c3bc4ba,
    0x3fb7c77380d7a6f3, 0x3fb75b5786193c1e, 0x3fb6f00b488416b6, 0x3fb6858ddc30b620,
    0x3fb61bde5ccadef7, 0x3fb5b2fbed91bb3e, 0x3fb54ae5b959d036, 0x3fb4e39af290d929,
    0x3fb47d1ad343985c, 0x3fb417649d25b10e, 0x3fb3b277999b9f9e, 0x3fb34e5319c6e718,
    0x3fb2eaf676948dd1, 0x3fb2886110ce0570, 0x3fb22692512c9d8c, 0x3fb1c589a86fa340,
    0x3fb165468f755392, 0x3fb105c88756ca50, 0x3fb0a70f19871b3b, 0x3fb04919d7f5c817,
    0x3fafd7d0ba699676, 0x3faf1ef49944e834, 0x3fae679ea52eb2e5, 0x3fadb1ce49315810,
    0x3facfd83031e794a, 0x3fac4abc640721e9, 0x3fab997a10bed985, 0x3faae9bbc26a8084,
    0x3faa3b81471bf138, 0x3fa98eca827b7c4c, 0x3fa8e3976e80776d, 0x3fa839e81c3a396b,
    0x3fa791bcb4ab089e, 0x3fa6eb1579b6af52, 0x3fa645f2c726a041, 0x3fa5a25513c5d2ca,
    0x3fa5003cf296c5eb, 0x3fa45fab14266b19, 0x3fa3c0a047ff18ff, 0x3fa3231d7e3f14ae,
    0x3fa28723c956c00c, 0x3fa1ecb45ff312d4, 0x3fa153d09f19b3a1, 0x3fa0bc7a0c7cd651,
    0x3fa026b2590dfaee, 0x3f9f24f6c7af9890, 0x3f9dffae7a517468, 0x3f9cdd9054331b0c,
    0x3f9bbea150fa5870, 0x3f9aa2e6e6924e9b, 0x3f998a670f132a48, 0x3f98752853ec9967,
    0x3f976331da87fc96, 0x3f96548b72a24077, 0x3f95493da6ab0251, 0x3f944151ce87f0be,
    0x3f933cd225315d84, 0x3f923bc9e1b93a32, 0x3f913e4554725f5f, 0x3f904452091e02f0,
    0x3f8e9bfdde89c7ce, 0x3f8cb6b9146e2757, 0x3f8ad8fa5542c92d, 0x3f8902ea688fa7bd,
    0x3f8734b6e6aa74f5, 0x3f856e930be416cb, 0x3f83b0b8c1516f62, 0x3f81fb69edb37671,
    0x3f804ef2295fd7f9, 0x3f7d5751fa745dc5, 0x3f7a23e9d4974836, 0x3f77049f37ec3620,
    0x3f73fa97cee322fd, 0x3f71073d69574043, 0x3f6c58b381cd4b11, 0x3f66d888f3a1feff,
    0x3f61946ba8e1a324, 0x3f592bb5540c3e25, 0x3f4fb20af78dfcb9, 0x3f3dc31c329f0b4b
};
/* NumPy's SeedSequence(entropy).generate_state(n_out) */
NNI_FN void nni_seed_sequence(uint32_t *out, size_t n_out, const uint32_t *entropy, size_t n)
{
    uint32_t pool[4], h = 0x43b0d7e5, v;
    size_t i, s, d;
#define NNI_HASH(x) (v = (x) ^ h, h *= 0x931e8875, v *= h, v ^ v >> 16)
    for (i = 0; i < 4; i++) pool[i] = NNI_HASH(i < n ? entropy[i] : 0);
    /* each pool word into the others, then each further word into all */
    for (s = 0; s < n || s < 4; s++)
        for (d = 0; d < 4; d++) {
            uint32_t r;
            if (s == d) continue;
            r = NNI_HASH(s < 4 ? pool[s] : entropy[s]);
            r = 0xca01f9dd * pool[d] - 0x4973f715 * r;
            pool[d] = r ^ r >> 16;
        }
#undef NNI_HASH
    h = 0x8b51f9dd;
    for (i = 0; i < n_out; i++) {
        v = pool[i & 3] ^ h;
        h *= 0x58f38ded;
        v *= h;
        out[i] = v ^ v >> 16;
    }
}
NN_DEF void nn_pcg_seed_words(nn_pcg *g, const uint32_t *entropy, size_t n)
{
    uint32_t w[8];
    uint64_t q[4];
    size_t i;
    nni_seed_sequence(w, 8, entropy, n);
    for (i = 0; i < 4; i++) q[i] = w[2 * i] | (uint64_t)w[2 * i + 1] << 32;
    g->inc_hi = q[2] << 1 | q[3] >> 63;
    g->inc_lo = q[3] << 1 | 1;
    g->state_lo = g->inc_lo + q[1];                          /* state 0, one step, add the seed, one step */
    g->state_hi = g->inc_hi + q[0] + (g->state_lo < q[1]);
    g->half = 0;
    g->has_half = 0;
    (void)nn_pcg_u64(g);
}
NN_DEF void nn_pcg_seed(nn_pcg *g, uint64_t seed)
{
    uint32_t w[2];
    w[0] = (uint32_t)seed;
    w[1] = (uint32_t)(seed >> 32);
    nn_pcg_seed_words(g, w, w[1] ? 2 : 1);
}
NN_DEF uint64_t nn_pcg_u64(nn_pcg *g)
{
    uint64_t hi, lo = nni_mul128(g->state_lo, 0x4385df649fccf645, &hi), x;
    unsigned rot;
    hi += g->state_hi * 0x4385df649fccf645 + g->state_lo * 0x2360ed051fc65da4;
    g->state_lo = lo + g->inc_lo;
    g->state_hi = hi + g->inc_hi + (g->state_lo < lo);
    x = g->state_hi ^ g->state_lo;
    rot = (unsigned)(g->state_hi >> 58);
    return x >> rot | x << ((64 - rot) & 63);
}
NN_DEF uint32_t nn_pcg_u32(nn_pcg *g)
{
    uint64_t v;
    if (g->has_half) { g->has_half = 0; return g->half; }
    v = nn_pcg_u64(g);
    g->half = (uint32_t)(v >> 32);
    g->has_half = 1;
    return (uint32_t)v;
}
NN_DEF double nn_pcg_random(nn_pcg *g) { return (double)(nn_pcg_u64(g) >> 11) * 1.1102230246251565e-16; }
NN_DEF float nn_pcg_random_f32(nn_pcg *g) { return (float)(nn_pcg_u32(g) >> 8) * 5.9604644775390625e-08f; }
NN_DEF double nn_pcg_uniform(nn_pcg *g, double lo, double hi) { return lo + (hi - lo) * nn_pcg_random(g); }
NN_DEF uint64_t nn_pcg_bounded(nn_pcg *g, uint64_t r)
{
    uint64_t n = r + 1, m, hi, t;
    if (r == 0) return 0;
    if (r == 0xffffffff) return nn_pcg_u32(g);
    if (r == UINT64_MAX) return nn_pcg_u64(g);
    if (r < 0xffffffff) {
        m = nn_pcg_u32(g) * n;
        if ((uint32_t)m < n) {
            t = (0xffffffff - r) % n;
            while ((uint32_t)m < t) m = nn_pcg_u32(g) * n;
        }
        return m >> 32;
    }
    m = nni_mul128(nn_pcg_u64(g), n, &hi);
    if (m < n) {
        t = (UINT64_MAX - r) % n;
        while (m < t) m = nni_mul128(nn_pcg_u64(g), n, &hi);
    }
    return hi;
}
NN_DEF int64_t nn_pcg_integers(nn_pcg *g, int64_t lo, int64_t hi)
{
    uint64_t v;
    NN_ASSERT(hi > lo);
    v = nn_pcg_bounded(g, (uint64_t)hi - 1 - (uint64_t)lo) + (uint64_t)lo;
    return (int64_t)v;
}
NN_DEF void nn_pcg_shuffle(nn_pcg *g, int64_t *idx, size_t n)   /* masked rejection here, not Lemire */
{
    size_t i;
    for (i = n; i > 1; i--) {
        uint64_t max = i - 1, mask = nni_mask(max), j;
        int64_t t;
        do j = (max <= 0xffffffff ? nn_pcg_u32(g) : nn_pcg_u64(g)) & mask;
        while (j > max);
        t = idx[i - 1];
        idx[i - 1] = idx[j];
        idx[j] = t;
    }
}
NN_DEF void nn_pcg_permutation(nn_pcg *g, int64_t *out, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) out[i] = (int64_t)i;
    nn_pcg_shuffle(g, out, n);
}
NNI_FN void nni_pcg_lshuffle(nn_pcg *g, int64_t *x, size_t n, size_t first)
{
    size_t i;
    for (i = n; i-- > first; ) {
        uint64_t j = nn_pcg_bounded(g, i);
        int64_t t = x[i];
        x[i] = x[j];
        x[j] = t;
    }
}
NNI_FN nn_status nni_pcg_distinct(nn_pcg *g, int64_t *out, size_t n, size_t k, int shuffle,
                                  const nn_alloc *alloc, nn_error *err)
{
    size_t i, bytes, size, cut = shuffle ? 50 : 20;
    int64_t *x;
    if (k > n)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pcg_choice: expected at most %zu without replacement, got %zu", n, k);
    if (k == 0) return NN_OK;
    if (n > 10000 && k > n / cut) {                          /* shuffle the tail of 0..n-1 and take it */
        if (!nn_size_mul(n, sizeof *x, &bytes) || (x = (int64_t *)nn_mem_alloc(bytes, alloc)) == NULL)
            return nn_error_set(err, NN_E_NOMEM, "nn_pcg_choice: out of memory for %zu indices", n);
        for (i = 0; i < n; i++) x[i] = (int64_t)i;
        nni_pcg_lshuffle(g, x, n, n - k > 1 ? n - k : 1);
        memcpy(out, x + (n - k), k * sizeof *x);
        nn_mem_free(x, bytes, alloc);
        return NN_OK;
    }
    /* Floyd: for j = n-k..n-1 take v <= j, or j when v is taken; what is taken stands in an open
     * hash table (-1 = empty) */
    if (!nn_size_mul(k, 2, &size) || size > SIZE_MAX / 4)
        return nn_error_set(err, NN_E_NOMEM, "nn_pcg_choice: size overflows");
    size = (size_t)nni_mask(size) + 1;
    if (!nn_size_mul(size, sizeof *x, &bytes) || (x = (int64_t *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_pcg_choice: out of memory for %zu indices", size);
    for (i = 0; i < size; i++) x[i] = -1;
    for (i = 0; i < k; i++) {
        int64_t j = (int64_t)(n - k + i), v = (int64_t)nn_pcg_bounded(g, (uint64_t)j);
        size_t at = (size_t)v & (size - 1);
        while (x[at] >= 0 && x[at] != v) at = (at + 1) & (size - 1);
        if (x[at] == v) {
            v = j;
            at = (size_t)v & (size - 1);
            while (x[at] >= 0) at = (at + 1) & (size - 1);
        }
        x[at] = v;
        out[i] = v;
    }
    if (shuffle) nni_pcg_lshuffle(g, out, k, 1);
    nn_mem_free(x, bytes, alloc);
    return NN_OK;
}
NN_DEF nn_status nn_pcg_choice(nn_pcg *g, int64_t *out, size_t n, size_t k, int replace,
                               const nn_alloc *alloc, nn_error *err)
{
    size_t i;
    if (n == 0 && k > 0) return nn_error_set(err, NN_E_ARG, "nn_pcg_choice: nothing to choose from");
    if (!replace) return nni_pcg_distinct(g, out, n, k, 1, alloc, err);
    for (i = 0; i < k; i++) out[i] = (int64_t)nn_pcg_bounded(g, n - 1);
    return NN_OK;
}
NN_DEF nn_status nn_pcg_choice_unshuffled(nn_pcg *g, int64_t *out, size_t n, size_t k,
                                          const nn_alloc *alloc, nn_error *err)
{
    return nni_pcg_distinct(g, out, n, k, 0, alloc, err);
}
NN_DEF void nn_pcg_small(nn_pcg *g, uint16_t *out, size_t n, unsigned bits, uint32_t r)
{
    uint32_t buf = 0, all = (1u << bits) - 1, m;
    unsigned left = 0;
    size_t i;
    NN_ASSERT((bits == 1 || bits == 8 || bits == 16) && r <= all);
#define NNI_SLICE() \
    ((left ? (buf >>= bits, left--) : (buf = nn_pcg_u32(g), left = 32 / bits - 1)), buf & all)
    for (i = 0; i < n; i++) {
        if (r == 0) m = 0;
        else if (r == all) m = NNI_SLICE();
        else {
            m = NNI_SLICE() * (r + 1);
            if ((m & all) <= r) {
                uint32_t t = (all - r) % (r + 1);
                while ((m & all) < t) m = NNI_SLICE() * (r + 1);
            }
            m >>= bits;
        }
        out[i] = (uint16_t)m;
    }
#undef NNI_SLICE
}
/* the number of cdf entries <= u */
NNI_FN size_t nni_search_right(const double *cdf, size_t n, double u)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (cdf[mid] <= u) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}
NNI_FN void nni_cdf(double *cdf, const double *p, size_t n)
{
    size_t i;
    double s = 0;
    for (i = 0; i < n; i++) { s += p[i]; cdf[i] = s; }
    for (i = 0; i < n; i++) cdf[i] /= s;
}
NN_DEF nn_status nn_pcg_choice_p(nn_pcg *g, int64_t *out, size_t n, size_t k, const double *p,
                                 int replace, const nn_alloc *alloc, nn_error *err)
{
    double sum = 0, c = 0, *q, *cdf, *u;
    size_t i, found = 0, positive = 0, bytes;
    for (i = 0; i < n; i++) {
        double y = p[i] - c, t = sum + y;                    /* Kahan, as a check of the sum should */
        if (!(p[i] >= 0))
            return nn_error_set(err, NN_E_ARG, "nn_pcg_choice_p: probability %zu must be >= 0, got %g",
                            i, p[i]);
        c = (t - sum) - y;
        sum = t;
        positive += p[i] > 0;
    }
    if (!(sum - 1.0 < 1.5e-8 && 1.0 - sum < 1.5e-8))
        return nn_error_set(err, NN_E_ARG, "nn_pcg_choice_p: probabilities must sum to 1, got %.17g",
                        sum);
    if (!replace && k > positive)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pcg_choice_p: expected at most %zu without replacement, got %zu",
                        positive, k);
    if (!nn_size_mul(n, 2 * sizeof *q, &bytes) || k > (SIZE_MAX - bytes) / sizeof *u ||
        (q = (double *)nn_mem_alloc(bytes + k * sizeof *u + 1, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_pcg_choice_p: out of memory");
    cdf = q + n;
    u = cdf + n;
    memcpy(q, p, n * sizeof *q);
    if (replace) {
        nni_cdf(cdf, q, n);
        for (i = 0; i < k; i++) out[i] = (int64_t)nni_search_right(cdf, n, nn_pcg_random(g));
    } else while (found < k) {
        size_t want = k - found, j;
        for (i = 0; i < want; i++) u[i] = nn_pcg_random(g);
        for (i = 0; i < found; i++) q[out[i]] = 0;
        nni_cdf(cdf, q, n);
        for (i = 0; i < want; i++) {
            int64_t v = (int64_t)nni_search_right(cdf, n, u[i]);
            for (j = found; j-- > 0; ) if (out[j] == v) break;
            if (j == SIZE_MAX) out[found++] = v;
        }
    }
    nn_mem_free(q, bytes + k * sizeof *u + 1, alloc);
    return NN_OK;
}
/* inversion by sequential search, for n p <= 30 */
NNI_FN int64_t nni_pcg_inversion(nn_pcg *g, int64_t n, double p)
{
    double q = 1.0 - p, dn = (double)n, np = dn * p, qn = nn_exp(dn * nn_log(q)),
           lim = np + 10.0 * nni_sqrt(np * q + 1.0), px = qn, u;
    int64_t x = 0, bound = (int64_t)(dn < lim ? dn : lim);
    u = nn_pcg_random(g);
    while (u > px) {
        if (++x > bound) { x = 0; px = qn; u = nn_pcg_random(g); }
        else { u -= px; px = ((double)(n - x + 1) * p * px) / ((double)x * q); }
    }
    return x;
}
NN_DEF int64_t nn_pcg_binomial(nn_pcg *g, int64_t n, double p)
{
    if (!(n >= 0 && p >= 0 && p <= 1)) return -1;
    if (n == 0 || p == 0) return 0;
    if (p <= 0.5) return p * (double)n <= 30.0 ? nni_pcg_inversion(g, n, p) : -1;
    return (1.0 - p) * (double)n <= 30.0 ? n - nni_pcg_inversion(g, n, 1.0 - p) : -1;
}
NN_DEF double nn_pcg_normal(nn_pcg *g)
{
    for (;;) {
        uint64_t r = nn_pcg_u64(g), a = r >> 9 & 0xfffffffffffff;
        unsigned i = (unsigned)r & 255;
        double x = (double)a * nni_u2d(nni_zig_w[i]), y, f0, f1;
        if (r >> 8 & 1) x = -x;
        if (a < nni_zig_k[i]) return x;
        if (i == 0) {
            do {
                x = -0.27366123732975828 * nn_log1p(-nn_pcg_random(g));
                y = -nn_log1p(-nn_pcg_random(g));
            } while (!(y + y > x * x));
            return a >> 8 & 1 ? -(3.6541528853610088 + x) : 3.6541528853610088 + x;
        }
        f0 = nni_u2d(nni_zig_f[i - 1]);
        f1 = nni_u2d(nni_zig_f[i]);
        if ((f0 - f1) * nn_pcg_random(g) + f1 < nn_exp(-0.5 * x * x)) return x;
    }
}
NN_DEF double nn_pcg_exponential(nn_pcg *g)
{
    for (;;) {
        uint64_t r = nn_pcg_u64(g) >> 3;
        unsigned i = (unsigned)r & 255;
        double x, f0, f1;
        r >>= 8;
        x = (double)r * nni_u2d(nni_zig_we[i]);
        if (r < nni_zig_ke[i]) return x;
        if (i == 0) return 7.6971174701310497140446280481 - nn_log1p(-nn_pcg_random(g));
        f0 = nni_u2d(nni_zig_fe[i - 1]);
        f1 = nni_u2d(nni_zig_fe[i]);
        if ((f0 - f1) * nn_pcg_random(g) + f1 < nn_exp(-x)) return x;
    }
}

/* ---- [LINALG] ----------------------------------------------------------- */
#ifndef NN_NO_LINALG
/* gcc 12 -O3 -mfma: its SLP vectoriser fuses rotations (c x - s y beside s x + c y) in spite of fp-contract=off */
#if defined(__GNUC__) && !defined(__clang__) && !defined(__TINYC__)
#pragma GCC push_options
#pragma GCC optimize("no-tree-slp-vectorize")
#endif
NNI_FN int nni_all_finite(const double *x, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) if (!nni_isfinite(x[i])) return 0;
    return 1;
}
/* the power of two that brings the largest |x| into [1, 2): exact to multiply with, and no square
 * under- or overflows */
NNI_FN double nni_unit_scale(const double *x, size_t n)
{
    double m = 0;
    size_t i;
    int e;
    for (i = 0; i < n; i++) { double a = x[i] < 0 ? -x[i] : x[i]; if (a > m) m = a; }
    if (m == 0) return 1.0;
    e = (int)(nni_d2u(m) >> 52) - 1023;
    if (e < -1022) e = -1022;
    if (e > 1021) e = 1021;
    return nni_u2d((uint64_t)(1023 - e) << 52);
}
/* 1 when the sign rule wants the vector negated: its component of largest magnitude (the first of
 * equals) is negative */
NNI_FN int nni_wants_flip(const double *x, size_t n)
{
    double m = 0, v = 0;
    size_t i;
    for (i = 0; i < n; i++) { double a = x[i] < 0 ? -x[i] : x[i]; if (a > m) { m = a; v = x[i]; } }
    return v < 0;
}
NNI_FN void nni_axpy(double *y, double a, const double *x, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) y[i] += a * x[i];
}
/* rows x, y <- c x - s y, s x + c y */
NNI_FN void nni_rotate(double *x, double *y, double c, double s, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) { double a = x[i], b = y[i]; x[i] = c * a - s * b; y[i] = s * a + c * b; }
}
/* t = tan of the smaller angle that annihilates off, where (below - above) / (2 off) = cot(2 angle) */
NNI_FN double nni_jacobi_t(double above, double below, double off)
{
    double z = (below - above) / (2.0 * off), az = z < 0 ? -z : z,
           t = az > 1e150 ? 0.5 / az : 1.0 / (az + nni_sqrt(1.0 + az * az));
    return z < 0 ? -t : t;
}
/* Householder reduction of the symmetric m [n,n] (both triangles given) to d [n] on the diagonal
 * and e [n-1] beside it; w [n] is scratch. Reflector k is H = 1 - t x x^T with x in row k of m
 * right of the diagonal (x[0] = 1; 0 = no reflector) and t below the diagonal at [k+1, k]. */
NNI_FN void nni_tridiagonal(double *d, double *e, double *m, double *w, size_t n)
{
    size_t k, i, j;
    for (k = 0; k + 1 < n; k++) {
        double *x = m + k * n + k + 1, *trailing = m + (k + 1) * n + k + 1,
               rest = nn_dot_f64(x + 1, x + 1, n - k - 2), head, len, t, f;
        const size_t c = n - k - 1;
        d[k] = m[k * n + k];
        e[k] = x[0];
        if (rest == 0) { x[0] = 0; continue; }
        len = nni_sqrt(x[0] * x[0] + rest);
        e[k] = head = x[0] > 0 ? -len : len;
        t = (head - x[0]) / head;
        f = 1.0 / (x[0] - head);
        for (i = 1; i < c; i++) x[i] *= f;
        x[0] = 1.0;
        /* w = t A x - (t/2)(t A x . x) x;  A -= x w^T + w x^T */
        for (i = 0; i < c; i++) w[i] = 0;
        for (i = 0; i < c; i++) nni_axpy(w, t * x[i], trailing + i * n, c);
        nni_axpy(w, -0.5 * t * nn_dot_f64(w, x, c), x, c);
        for (i = 0; i < c; i++) {
            double *r = trailing + i * n, xi = x[i], wi = w[i];
            for (j = 0; j < c; j++) r[j] -= xi * w[j] + wi * x[j];
        }
        m[(k + 1) * n + k] = t;
    }
    d[n - 1] = m[n * n - 1];
}
NNI_FN void nni_reflect(double *row, const double *m, size_t n, size_t k)       /* row <- row H_k */
{
    const double *x = m + k * n + k + 1;
    if (x[0] != 0)
        nni_axpy(row + k + 1, -m[(k + 1) * n + k] * nn_dot_f64(row + k + 1, x, n - k - 1), x,
                 n - k - 1);
}
/* Eigenvalues of the tridiagonal (d, e) into d, unsorted, by implicit QL with Wilkinson's shift.
 * What is at most `nothing` is taken for 0. Each rotation of rows (i, i + 1) is done to u [n,n] at
 * once, or, with u NULL, kept: kept[2 r], [2 r + 1] = cos, sin, at[r] = i, *n_kept of at most
 * `room` (0: not wanted). Returns 1; 0 = the room is too small;
 * -1 = no convergence, which has not been seen. */
NNI_FN int nni_ql(double *d, double *e, double *u, double *kept, size_t *at, size_t *n_kept,
                  size_t room, double nothing, size_t n)
{
    const double eps = 1.1102230246251565e-16;
    size_t l, k, i, turns = 0, r_kept = 0;
    for (l = 0; l < n; l++) {
        for (;;) {
            double g, r, s = 1, c = 1, p = 0;
            for (k = l; k + 1 < n; k++) {
                double ae = e[k] < 0 ? -e[k] : e[k],
                       sum = (d[k] < 0 ? -d[k] : d[k]) + (d[k + 1] < 0 ? -d[k + 1] : d[k + 1]);
                if (ae <= nothing || ae <= eps * sum) break;
            }
            if (k == l) break;
            if (++turns > 60 * n) return -1;
            g = (d[l + 1] - d[l]) / (2.0 * e[l]);
            r = g < 0 ? -g : g;
            if (r < 1e150) r = nni_sqrt(g * g + 1.0);
            g = d[k] - d[l] + e[l] / (g < 0 ? g - r : g + r);
            for (i = k; i-- > l; ) {
                double f = s * e[i], b = c * e[i], af = f < 0 ? -f : f, ag = g < 0 ? -g : g, t;
                if (af == 0 && ag == 0) { d[i + 1] -= p; e[i + 1] = 0; break; }
                t = af > ag ? g / f : f / g;
                e[i + 1] = r = (af > ag ? af : ag) * nni_sqrt(1.0 + t * t);
                s = f / r;
                c = g / r;
                g = d[i + 1] - p;
                t = (d[i] - g) * s + 2.0 * c * b;
                p = s * t;
                d[i + 1] = g + p;
                g = c * t - b;
                if (u) nni_rotate(u + i * n, u + (i + 1) * n, c, s, n);
                else if (room) {
                    if (r_kept == room) return 0;
                    kept[2 * r_kept] = c;
                    kept[2 * r_kept + 1] = s;
                    at[r_kept++] = i;
                }
            }
            e[k] = 0;
            /* it fell apart on the way: look again (at the end i + 1 is l, as size_t too) */
            if (i + 1 > l) continue;
            d[l] -= p;
            e[l] = g;
        }
    }
    if (n_kept) *n_kept = r_kept;
    return 1;
}
/* The k leading pairs (w [k], v [k,n] or NULL). room 0: all vectors are turned along; else the
 * rotations are kept and run backwards through the wanted unit vectors only: n^2 work for each
 * instead of n^3 for all. */
NNI_FN nn_status nni_eigh(double *w, double *v, const double *a, size_t n, size_t k, size_t room,
                          const nn_alloc *alloc, nn_error *err)
{
    size_t i, j, r, nn, bytes, *order, n_kept = 0;
    double *m, *u, *d, *e, scale, size = 0;
    const size_t all = v && !room;
    int done;
    nn_status st = nn_arithmetic_check("nn_eigh", err);
    if (st != NN_OK || n == 0) return st;
    if (!nn_size_mul(n, n, &nn) || nn > SIZE_MAX / 256 ||
        (bytes = ((1 + all) * nn + 4 * n + 3 * room) * sizeof *m,
         m = (double *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_eigh: out of memory for n = %zu", n);
    d = m + nn;
    e = d + n;
    order = (size_t *)(void *)(e + 2 * n);
    /* [n,n], or the rotations: 2 numbers and a place for each */
    u = e + 3 * n;
    for (i = 0; i < n; i++) for (j = 0; j <= i; j++) m[i * n + j] = m[j * n + i] = a[i * n + j];
    if (!nni_all_finite(m, nn)) {
        nn_mem_free(m, bytes, alloc);
        return nn_error_set(err, NN_E_NONFINITE, "nn_eigh: the matrix holds NaN or infinity");
    }
    scale = nni_unit_scale(m, nn);
    for (i = 0; i < nn; i++) { m[i] *= scale; size += m[i] * m[i]; }
    nni_tridiagonal(d, e, m, e + n, n);
    /* u = ((1 H_n-2) ... H_1) H_0; rows from j + 1 on are all that differ from 1 */
    if (all) {
        for (i = 0; i < nn; i++) u[i] = 0;
        for (i = 0; i < n; i++) u[i * n + i] = 1;
        for (j = n - 1; j-- > 0; ) for (i = j + 1; i < n; i++) nni_reflect(u + i * n, m, n, j);
    }
    /* 2^-60 */
    done = nni_ql(d, e, all ? u : NULL, u, (size_t *)(void *)(u + 2 * room), &n_kept, v ? room : 0,
                  nni_sqrt(size) * 8.673617379884035e-19, n);
    if (done <= 0) {
        nn_mem_free(m, bytes, alloc);
        return done == 0 ? nni_eigh(w, v, a, n, k, 0, alloc, err) :
                           nn_error_set(err, NN_E_LIMIT, "nn_eigh: no convergence for n = %zu", n);
    }
    nni_order_down(order, d, n);
    for (i = 0; i < k; i++) {
        w[i] = d[order[i]] / scale;
        if (v) {
            double *to = v + i * n;
            if (all) memcpy(to, u + order[i] * n, n * sizeof *to);
            else {
                const size_t *at = (const size_t *)(const void *)(u + 2 * room);
                for (j = 0; j < n; j++) to[j] = j == order[i];
                for (r = n_kept; r-- > 0; ) {
                    double c = u[2 * r], s = u[2 * r + 1], *y = to + at[r], y0 = y[0];
                    y[0] = c * y0 + s * y[1];
                    y[1] = c * y[1] - s * y0;
                }
                for (j = n - 1; j-- > 0; ) nni_reflect(to, m, n, j);
            }
            if (nni_wants_flip(to, n)) for (j = 0; j < n; j++) to[j] = -to[j];
        }
    }
    nn_mem_free(m, bytes, alloc);
    return NN_OK;
}
NN_DEF nn_status nn_eigh(double *w, double *v, const double *a, size_t n, const nn_alloc *alloc,
                         nn_error *err)
{
    return nni_eigh(w, v, a, n, n, 0, alloc, err);
}
NN_DEF nn_status nn_eigh_top(double *w, double *v, const double *a, size_t n, size_t k,
                             const nn_alloc *alloc, nn_error *err)
{
    if (k > n) return nn_error_set(err, NN_E_ARG, "nn_eigh_top: expected at most %zu pairs, got %zu", n, k);
    return nni_eigh(w, v, a, n, k, 3 * k <= n && n < 1u << 16 ? 2 * n * n : 0, alloc, err);
}
/* b [p,q], p <= q, is destroyed: b = g^T diag(s) h, s not yet sorted; g [p,p], h [p,q] or NULL, s
 * [p]; work [p p + 3 p + q].
 * Householder LQ with row pivoting, then one-sided Jacobi on the rows of L^T (Drmac & Veselic 2008:
 * the pivoted triangle converges fast). */
NNI_FN void nni_svd_rows(double *b, double *s, double *g, double *h, size_t p, size_t q,
                         double *work, size_t *perm)
{
    double *m = work, *tau = m + p * p, *norm = tau + p, *x, *y, tol;
    size_t i, j, k;
    int sweep, turned = 1;
    for (i = 0; i < p; i++) { perm[i] = i; norm[i] = nn_dot_f64(b + i * q, b + i * q, q); }
    for (i = 0; i < p; i++) {
        double *r = b + i * q, head, len;
        size_t best = i;
        for (j = i + 1; j < p; j++) if (norm[j] > norm[best]) best = j;
        if (best != i) {
            double t;
            for (k = 0; k < q; k++) { t = r[k]; r[k] = b[best * q + k]; b[best * q + k] = t; }
            t = norm[i];
            norm[i] = norm[best];
            norm[best] = t;
            k = perm[i];
            perm[i] = perm[best];
            perm[best] = k;
        }
        len = nni_sqrt(nn_dot_f64(r + i, r + i, q - i));
        tau[i] = 0;
        if (len == 0) { norm[i] = 0; continue; }
        /* v = r - head e, scaled to v[0] = 1; H = 1 - tau v v^T */
        head = r[i] > 0 ? -len : len;
        tau[i] = (head - r[i]) / head;
        {
            double d = 1.0 / (r[i] - head);
            for (k = i + 1; k < q; k++) r[k] *= d;
        }
        r[i] = 1.0;
        for (j = i + 1; j < p; j++) {
            double *o = b + j * q, t = -tau[i] * nn_dot_f64(o + i, r + i, q - i);
            nni_axpy(o + i, t, r + i, q - i);
            norm[j] = nn_dot_f64(o + i + 1, o + i + 1, q - i - 1);
        }
        /* the diagonal of L; below it b holds L, from it on the reflectors */
        norm[i] = head;
    }
    /* m = L^T */
    for (i = 0; i < p; i++)
        for (j = 0; j < p; j++) m[i * p + j] = j < i ? 0 : j == i ? norm[i] : b[j * q + i];
    for (i = 0; i < p * p; i++) g[i] = 0;
    for (i = 0; i < p; i++) g[i * p + i] = 1;
    tol = 2.220446049250313e-16 * nni_sqrt((double)p);
    for (sweep = 0; sweep < 60 && turned; sweep++) {
        turned = 0;
        for (i = 0; i < p; i++) norm[i] = nn_dot_f64(m + i * p, m + i * p, p);
        for (i = 0; i + 1 < p; i++) for (j = i + 1; j < p; j++) {
            double d, ad, t, c;
            x = m + i * p;
            y = m + j * p;
            if (norm[i] == 0 || norm[j] == 0) continue;
            d = nn_dot_f64(x, y, p);
            ad = d < 0 ? -d : d;
            if (ad <= tol * nni_sqrt(norm[i]) * nni_sqrt(norm[j])) continue;
            turned = 1;
            t = nni_jacobi_t(norm[i], norm[j], d);
            c = 1.0 / nni_sqrt(1.0 + t * t);
            nni_rotate(x, y, c, t * c, p);
            nni_rotate(g + i * p, g + j * p, c, t * c, p);
            norm[i] = nn_dot_f64(x, x, p);
            norm[j] = nn_dot_f64(y, y, p);
        }
    }
    /* J m = diag(s) w, so L = m^T = w^T diag(s) J and b = (P^T w^T) diag(s) (J Q): h = J Q, g = w P */
    for (i = 0; i < p; i++) {
        s[i] = nni_sqrt(nn_dot_f64(m + i * p, m + i * p, p));
        if (h) {
            double *o = h + i * q;
            for (k = 0; k < q; k++) o[k] = k < p ? g[i * p + k] : 0;
            for (j = p; j-- > 0;)
                if (tau[j] != 0)
                    nni_axpy(o + j, -tau[j] * nn_dot_f64(o + j, b + j * q + j, q - j),
                             b + j * q + j, q - j);
        }
    }
    for (i = 0; i < p; i++) {
        x = m + i * p;
        for (k = 0; k < p; k++) g[i * p + perm[k]] = s[i] > 0 ? x[k] / s[i] : 0;
    }
    /* zero singular values: complete g with the unit vector farthest from what is there */
    for (i = 0; i < p; i++) {
        double best = -1;
        size_t at = 0, pass;
        if (s[i] > 0) continue;
        for (k = 0; k < p; k++) {
            double rest = 1;
            for (j = 0; j < p; j++) rest -= g[j * p + k] * g[j * p + k];
            if (rest > best) { best = rest; at = k; }
        }
        x = g + i * p;
        for (k = 0; k < p; k++) x[k] = k == at;
        for (pass = 0; pass < 2; pass++)
            for (j = 0; j < p; j++)
                if (j != i && (s[j] > 0 || j < i))
                    nni_axpy(x, -nn_dot_f64(x, g + j * p, p), g + j * p, p);
        best = nni_sqrt(nn_dot_f64(x, x, p));
        for (k = 0; k < p; k++) x[k] /= best;
    }
}
NN_DEF nn_status nn_svd(double *u, double *s, double *vt, const double *a, size_t m, size_t n,
                        const nn_alloc *alloc, nn_error *err)
{
    size_t p = m < n ? m : n, q = m < n ? n : m, mn, pp, words, bytes = 0, i, j, *order;
    double *b, *g, *h = NULL, *sv, *work, scale;
    int tall = m > n, wide_vectors = tall ? u != NULL : vt != NULL;
    nn_status st = nn_arithmetic_check("nn_svd", err);
    if (st != NN_OK || p == 0) return st;
    words = wide_vectors ? 2 : 1;
    if (!nn_size_mul(p, q, &mn) || !nn_size_mul(p, p, &pp) || !nn_size_mul(mn, words, &words) ||
        pp > SIZE_MAX / 64 || !nn_size_add(words, 2 * pp + 6 * p + q, &words) ||
        !nn_size_mul(words, sizeof *b, &bytes) || (b = (double *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_svd: out of memory for %zu x %zu", m, n);
    if (!nni_all_finite(a, mn)) {
        nn_mem_free(b, bytes, alloc);
        return nn_error_set(err, NN_E_NONFINITE, "nn_svd: the matrix holds NaN or infinity");
    }
    g = b + mn;
    sv = g + pp;
    order = (size_t *)(void *)(sv + p);
    work = sv + 3 * p;                                       /* order and perm are 8 bytes or less each */
    if (wide_vectors) h = work + pp + 3 * p + q;
    scale = nni_unit_scale(a, mn);
    for (i = 0; i < m; i++) for (j = 0; j < n; j++) b[tall ? j * m + i : i * n + j] = a[i * n + j] * scale;
    nni_svd_rows(b, sv, g, h, p, q, work, order + p);
    nni_order_down(order, sv, p);
    /* b = g^T s h; tall: a = h^T s g, else a = g^T s h */
    for (i = 0; i < p; i++) {
        size_t o = order[i];
        const double *right = tall ? g + o * p :
                              h    ? h + o * q :
                                     NULL,
                     *left = tall ? (h ? h + o * q : NULL) : g + o * p;
        double sign = 1.0;
        if (right) sign = nni_wants_flip(right, n) ? -1.0 : 1.0;
        s[i] = sv[o] / scale;
        if (vt) for (j = 0; j < n; j++) vt[i * n + j] = sign * right[j];
        if (u) for (j = 0; j < m; j++) u[j * p + i] = sign * left[j];
    }
    nn_mem_free(b, bytes, alloc);
    return NN_OK;
}
NN_DEF nn_status nn_cholesky(double *l, const double *a, size_t n, nn_error *err)
{
    size_t i, j;
    nn_status s = nn_arithmetic_check("nn_cholesky", err);
    if (s != NN_OK) return s;
    for (i = 0; i < n; i++) {
        for (j = 0; j <= i; j++) {
            double v = a[i * n + j] - nn_dot_f64(l + i * n, l + j * n, j);
            if (j < i) l[i * n + j] = v / l[j * n + j];
            else {
                double least = 2.220446049250313e-16 * (double)n * a[i * n + i];
                if (!(v > 0 && v > least && nni_isfinite(v)))
                    return nn_error_set(err, NN_E_ARG,
                        "nn_cholesky: the matrix is not positive definite: pivot %zu is %g", i, v);
                l[i * n + i] = nni_sqrt(v);
            }
        }
        if (l != a) for (j = i + 1; j < n; j++) l[i * n + j] = 0;
    }
    if (l == a) for (i = 0; i < n; i++) for (j = i + 1; j < n; j++) l[i * n + j] = 0;
    return NN_OK;
}
NN_DEF nn_status nn_cholesky_solve(double *x, const double *a, const double *b, size_t n, size_t k,
                                   const nn_alloc *alloc, nn_error *err)
{
    size_t nn, bytes = 0, i, j, c;
    double *l, *y;
    nn_status st;
    if (n == 0 || k == 0) return NN_OK;
    if (!nn_size_mul(n, n, &nn) || !nn_size_add(nn, n, &nn) || !nn_size_mul(nn, sizeof *l, &bytes) ||
        (l = (double *)nn_mem_alloc(bytes, alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_cholesky_solve: out of memory for n = %zu", n);
    y = l + n * n;
    st = nn_cholesky(l, a, n, err);
    if (st != NN_OK) { nn_mem_free(l, bytes, alloc); return st; }
    for (c = 0; c < k; c++) {
        /* l y = b */
        for (i = 0; i < n; i++) y[i] = (b[i * k + c] - nn_dot_f64(l + i * n, y, i)) / l[i * n + i];
        /* l^T x = y, by columns of l^T */
        for (i = n; i-- > 0; ) {
            y[i] /= l[i * n + i];
            for (j = 0; j < i; j++) y[j] -= l[i * n + j] * y[i];
        }
        for (i = 0; i < n; i++) x[i * k + c] = y[i];
    }
    nn_mem_free(l, bytes, alloc);
    return NN_OK;
}
/* Order of x ascending (or descending), ties by index: bottom-up merge sort, so n log n always and
 * no recursion. idx, tmp [n]. */
NNI_FN void nni_sort_index(size_t *idx, size_t *tmp, const double *x, size_t n, int descending)
{
    size_t i, w, lo, *from = idx, *to = tmp, *swap;
    for (i = 0; i < n; i++) idx[i] = i;
    for (w = 1; w < n; w = w > n / 2 ? n : 2 * w) {
        for (lo = 0; lo < n; lo += 2 * w) {
            size_t mid = n - lo < w ? n : lo + w, hi = n - mid < w ? n : mid + w, a = lo, b = mid, o = lo;
            while (a < mid && b < hi) {
                int second = descending ? x[from[b]] > x[from[a]] : x[from[b]] < x[from[a]];
                to[o++] = second ? from[b++] : from[a++];
            }
            while (a < mid) to[o++] = from[a++];
            while (b < hi) to[o++] = from[b++];
            if (n - lo <= 2 * w) break;
        }
        swap = from; from = to; to = swap;
    }
    if (from != idx) memcpy(idx, from, n * sizeof *idx);
}
NNI_FN nn_status nni_reg_check(const char *where, const nn_tensor *x, nn_error *err)
{
    size_t i, d;
    nn_status s = nn_arithmetic_check(where, err);
    if (s != NN_OK) return s;
    if ((x->dtype != NN_F32 && x->dtype != NN_F64) || x->ndim != 2)
        return nn_error_set(err, NN_E_ARG,
                        "%s: expected x as f32 or f64 [n,d], got %s with %zu dimensions", where,
                        nn_dtype_name(x->dtype), x->ndim);
    d = x->shape[1];
    if (x->shape[0] < 1 || d < 1)
        return nn_error_set(err, NN_E_ARG, "%s: x is empty, [%zu,%zu]", where, x->shape[0], d);
    for (i = 0; i < x->shape[0] * d; i++) {
        double v = x->dtype == NN_F32 ? (double)((const float *)x->data)[i] : ((const double *)x->data)[i];
        if (!(v - v == 0.0))
            return nn_error_set(err, NN_E_NONFINITE, "%s: x row %zu, column %zu is not finite", where,
                            i / d, i % d);
    }
    return NN_OK;
}
/* columns [c0, c0 + c) of x as doubles, row distance ld */
NNI_FN void nni_reg_copy(double *out, size_t ld, const nn_tensor *x, size_t c0, size_t c)
{
    size_t i, j, d = x->shape[1];
    for (i = 0; i < x->shape[0]; i++) {
        double *o = out + i * ld;
        if (x->dtype == NN_F64) memcpy(o, (const double *)x->data + i * d + c0, c * sizeof *o);
        else {
            const float *f = (const float *)x->data + i * d + c0;
            for (j = 0; j < c; j++) o[j] = (double)f[j];
        }
    }
}
/* g [n,n] = x x^T, in slices of columns so that a wide f32 x is never copied whole */
NNI_FN nn_status nni_gram(double *g, const nn_tensor *x, int threads, const nn_alloc *alloc, nn_error *err)
{
    const size_t n = x->shape[0], d = x->shape[1], slice = d < 2048 ? d : 2048;
    size_t c0, bytes;
    double *buf = NULL;
    nn_status s = NN_OK;
    if (nn_size_mul(n, slice, &bytes) && nn_size_mul(bytes, sizeof *buf, &bytes))
        buf = (double *)nn_mem_alloc(bytes, alloc);
    if (!buf) return nn_error_set(err, NN_E_NOMEM, "nn_rowspace: out of memory for %zu rows", n);
    for (c0 = 0; c0 < d && s == NN_OK; c0 += slice) {
        size_t c = d - c0 < slice ? d - c0 : slice;
        nni_reg_copy(buf, c, x, c0, c);
        s = nn_gemm_f64(n, n, c, 1.0, buf, c, 0, buf, c, 1, c0 ? 1.0 : 0.0, g, n, threads, err);
    }
    nn_mem_free(buf, bytes, alloc);
    return s;
}
/* Pivoted Cholesky: g [n,n] (destroyed) ~ l l^T with l [n,n] written in its first r columns; pivot [n]
 * gets the rows chosen. Stops when what is left of every diagonal is rounding noise. Returns r. */
NNI_FN size_t nni_pivoted_cholesky(double *l, size_t *pivot, double *g, size_t n)
{
    double top = 0.0;
    size_t k, i, j;
    for (i = 0; i < n; i++) if (g[i * n + i] > top) top = g[i * n + i];
    for (k = 0; k < n; k++) {
        size_t p = n;
        double best = top * 1e-14 * (double)n, root;
        for (i = 0; i < n; i++) if (g[i * n + i] > best) { best = g[i * n + i]; p = i; }
        if (p == n) break;
        pivot[k] = p;
        root = nni_sqrt(best);
        for (i = 0; i < n; i++) l[i * n + k] = g[i * n + p] / root;
        for (i = 0; i < k; i++) l[pivot[i] * n + k] = 0.0;
        l[p * n + k] = root;
        for (i = 0; i < n; i++) {
            const double li = l[i * n + k];
            for (j = 0; j < n; j++) g[i * n + j] -= li * l[j * n + k];
        }
        for (i = 0; i <= k; i++) for (j = 0; j < n; j++) g[pivot[i] * n + j] = g[j * n + pivot[i]] = 0.0;
    }
    return k;
}
NN_DEF nn_status nn_rowspace(nn_tensor *z, nn_tensor *basis, const nn_tensor *x, int threads,
                             const nn_alloc *alloc, nn_error *err)
{
    nn_tensor zz = NN_ZERO, bb = NN_ZERO;
    double *g = NULL, *l;
    size_t n, d, r = 0, i, j, k, cells, bytes = 0, *pivot;
    nn_status s = nni_reg_check("nn_rowspace", x, err);
    if (s != NN_OK) return s;
    n = x->shape[0];
    d = x->shape[1];
    if (nn_size_mul(n, n, &cells) && nn_size_mul(cells, 2 * sizeof *g, &bytes) &&
        nn_size_add(bytes, n * sizeof *pivot, &bytes))
        g = (double *)nn_mem_alloc(bytes, alloc);
    if (!g) return nn_error_set(err, NN_E_NOMEM, "nn_rowspace: out of memory for %zu rows", n);
    l = g + cells;
    pivot = (size_t *)(void *)(l + cells);
    s = nni_gram(g, x, threads, alloc, err);
    if (s == NN_OK) {
        r = nni_pivoted_cholesky(l, pivot, g, n);
        s = nn_tensor_make2(&zz, NN_F64, n, r, alloc, err);
    }
    if (s == NN_OK) for (i = 0; i < n; i++) memcpy(nn_f64(&zz) + i * r, l + i * n, r * sizeof *l);
    if (s == NN_OK && basis && (s = nn_tensor_make2(&bb, NN_F64, d, r, alloc, err)) == NN_OK) {
        double *b = nn_f64(&bb);                     /* column k of the basis = (x[pivot k] -
                                                        earlier columns) / diagonal */
        for (i = 0; i < d; i++)
            for (k = 0; k < r; k++) {
                size_t at = pivot[k] * d + i;
                double v = x->dtype == NN_F32 ? (double)((const float *)x->data)[at] :
                                                ((const double *)x->data)[at];
                for (j = 0; j < k; j++) v -= l[pivot[k] * n + j] * b[i * r + j];
                b[i * r + k] = v / l[pivot[k] * n + k];
            }
    }
    nn_mem_free(g, bytes, alloc);
    if (s != NN_OK) { nn_tensor_free(&zz); return s; }
    *z = zz;
    if (basis) *basis = bb;
    return NN_OK;
}
/* log Gamma(x), x > 0: recurrence up to 12, then Stirling's series (error below 1e-15 there). */
NNI_FN double nni_lgamma(double x)
{
    double shift = 0.0, z;
    while (x < 12.0) { shift += nn_log(x); x += 1.0; }
    z = 1.0 / (x * x);
    return (x - 0.5) * nn_log(x) - x + 0.91893853320467274178 +
           (1.0 / 12.0 - z * (1.0 / 360.0 - z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z / 1188.0)))) /
               x - shift;
}
/* Regularised incomplete beta I_x(a,b) by Lentz's continued fraction (Abramowitz and Stegun 26.5.8). */
NNI_FN double nni_betainc(double a, double b, double x)
{
    const double tiny = 1e-300;
    double front, c = 1.0, d, h, step;
    int m;
    if (x <= 0.0) return 0.0;
    if (x >= 1.0) return 1.0;
    if (x > (a + 1.0) / (a + b + 2.0)) return 1.0 - nni_betainc(b, a, 1.0 - x);
    front = nn_exp(nni_lgamma(a + b) - nni_lgamma(a) - nni_lgamma(b) + a * nn_log(x) +
                   b * nn_log1p(-x)) /
            a;
    d = 1.0 - (a + b) * x / (a + 1.0);
    if (fabs(d) < tiny) d = tiny;
    d = 1.0 / d;
    h = d;
    for (m = 1; m <= 1000; m++) {
        double e = (double)m, t = e * (b - e) * x / ((a + 2.0 * e - 1.0) * (a + 2.0 * e));
        d = 1.0 + t * d;
        if (fabs(d) < tiny) d = tiny;
        c = 1.0 + t / c;
        if (fabs(c) < tiny) c = tiny;
        d = 1.0 / d;
        h *= d * c;
        t = -(a + e) * (a + b + e) * x / ((a + 2.0 * e) * (a + 2.0 * e + 1.0));
        d = 1.0 + t * d;
        if (fabs(d) < tiny) d = tiny;
        c = 1.0 + t / c;
        if (fabs(c) < tiny) c = tiny;
        d = 1.0 / d;
        step = d * c;
        h *= step;
        if (fabs(step - 1.0) < 1e-15) break;
    }
    return front * h;
}
NN_DEF double nn_student_cdf(double t, double df)
{
    double tail;
    if (!(df > 0.0) || t != t) return nni_nan();
    tail = 0.5 * nni_betainc(0.5 * df, 0.5, df / (df + t * t));
    return t > 0.0 ? 1.0 - tail : tail;
}
NN_DEF double nn_student_t(double level, double df)
{
    double lo = 0.0, hi = 1.0;
    const double tail = 0.5 * (1.0 - level);
    int i;
    if (!(df > 0.0) || !(level >= 0.0 && level < 1.0)) return nni_nan();
    while (hi < 1e300 && 0.5 * nni_betainc(0.5 * df, 0.5, df / (df + hi * hi)) > tail) hi *= 2.0;
    /* bisection: a fixed rule, a handful of microseconds */
    for (i = 0; i < 200 && lo < hi; i++) {
        double mid = 0.5 * (lo + hi);
        if (mid == lo || mid == hi) break;
        if (0.5 * nni_betainc(0.5 * df, 0.5, df / (df + mid * mid)) > tail) lo = mid;
        else hi = mid;
    }
    return 0.5 * (lo + hi);
}
NN_DEF void nn_pca_free(nn_pca *p)
{
    if (!p) return;
    nn_tensor_free(&p->mean);
    nn_tensor_free(&p->components);
    nn_tensor_free(&p->singular);
    nn_tensor_free(&p->variance);
    nn_tensor_free(&p->ratio);
    p->n = p->d = p->k = 0;
}
/* rows of y [l,n] made orthonormal by Gram-Schmidt, twice; a row that vanishes becomes 0 */
NNI_FN void nni_orthonormal_rows(double *y, size_t l, size_t n)
{
    size_t i, j, pass, k;
    for (i = 0; i < l; i++) {
        double *r = y + i * n, before = nni_sqrt(nn_dot_f64(r, r, n)), len;
        for (pass = 0; pass < 2; pass++)
            for (j = 0; j < i; j++) nni_axpy(r, -nn_dot_f64(r, y + j * n, n), y + j * n, n);
        len = nni_sqrt(nn_dot_f64(r, r, n));
        if (len <= 1e-14 * before) len = 0;
        for (k = 0; k < n; k++) r[k] = len > 0 ? r[k] / len : 0;
    }
}
/* the l x d matrix whose SVD has x's leading right vectors: rows of an orthonormal basis of x's
 * range, times x */
NNI_FN nn_status nni_pca_sketch(double *out, const double *x, size_t n, size_t d, size_t l,
                                const nn_pca_desc *o, nn_error *err)
{
    size_t bytes = 0, ln, i;
    int it, rounds = o->power_iterations > 0 ? o->power_iterations : 4;
    double *y;
    nn_status s = NN_OK;
    if (!nn_size_mul(l, n, &ln) || !nn_size_mul(ln, sizeof *y, &bytes) ||
        (y = (double *)nn_mem_alloc(bytes, &o->alloc)) == NULL)
        return nn_error_set(err, NN_E_NOMEM, "nn_pca_fit: out of memory for a sketch of %zu rows", l);
    for (i = 0; i < l; i++) {
        nn_rng r = nn_rng_make(o->seed, NN_STREAM_SKETCH, i);
        nn_rng_normals(&r, out + i * d, d);
    }
    for (it = 0; it <= rounds && s == NN_OK; it++) {
        s = nn_gemm_f64(l, n, d, 1.0, out, d, 0, x, d, 1, 0.0, y, n, 0, err);                /* y = z x^T */
        nni_orthonormal_rows(y, l, n);
        if (s == NN_OK) s = nn_gemm_f64(l, d, n, 1.0, y, n, 0, x, d, 0, 0.0, out, d, 0, err); /* z = y x */
        if (it < rounds) nni_orthonormal_rows(out, l, d);
    }
    nn_mem_free(y, bytes, &o->alloc);
    return s;
}
NN_DEF nn_status nn_pca_fit(nn_pca *p, const nn_tensor *x, const nn_pca_desc *desc, nn_error *err)
{
    nn_pca_desc o = NN_ZERO;
    nn_pca r = NN_ZERO;
    nn_tensor c = NN_ZERO, z = NN_ZERO, all = NN_ZERO, sv = NN_ZERO;
    nn_status s;
    size_t i, j, full, rows;
    double total = 0, *xc;
    if ((s = nn_arithmetic_check("nn_pca_fit", err)) != NN_OK) return s;
    if (desc) o = *desc;
    if (x->ndim != 2 || nni_dtype_class(x->dtype) != 1)
        return nn_error_set(err, NN_E_ARG, "nn_pca_fit: expected a [n,d] array of floats, got %zu-d %s",
                        x->ndim, nn_dtype_name(x->dtype));
    r.n = x->shape[0];
    r.d = x->shape[1];
    full = r.n < r.d ? r.n : r.d;
    if (full == 0)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pca_fit: expected at least one row and one column, got %zu x %zu", r.n,
                        r.d);
    if (o.n_components > full)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pca_fit: expected at most min(n, d) = %zu components, got %zu", full,
                        o.n_components);
    r.k = o.n_components ? o.n_components : full;
    s = nn_tensor_convert(&c, x, NN_F64, &o.alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&r.mean, NN_F64, r.d, &o.alloc, err);
    if (s == NN_OK) s = nn_tensor_make2(&r.components, NN_F64, r.k, r.d, &o.alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&r.singular, NN_F64, r.k, &o.alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&r.variance, NN_F64, r.k, &o.alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&r.ratio, NN_F64, r.k, &o.alloc, err);
    if (s != NN_OK) goto done;
    xc = nn_f64(&c);
    if (!nni_all_finite(xc, r.n * r.d)) {
        s = nn_error_set(err, NN_E_NONFINITE, "nn_pca_fit: the data hold NaN or infinity");
        goto done;
    }
    if (!o.uncentered) {
        double *mean = nn_f64(&r.mean);
        for (i = 0; i < r.n; i++) for (j = 0; j < r.d; j++) mean[j] += xc[i * r.d + j];
        for (j = 0; j < r.d; j++) mean[j] /= (double)r.n;
        for (i = 0; i < r.n; i++) for (j = 0; j < r.d; j++) xc[i * r.d + j] -= mean[j];
    }
    for (i = 0; i < r.n; i++) total += nn_dot_f64(xc + i * r.d, xc + i * r.d, r.d);
    rows = r.n;
    if (o.randomized) {
        size_t l = r.k + (o.oversample ? o.oversample : 10);
        if (l < full) {
            s = nn_tensor_make2(&z, NN_F64, l, r.d, &o.alloc, err);
            if (s == NN_OK) s = nni_pca_sketch(nn_f64(&z), xc, r.n, r.d, l, &o, err);
            if (s != NN_OK) goto done;
            rows = l;
            full = l;
            xc = nn_f64(&z);
        }
    }
    s = nn_tensor_make1(&sv, NN_F64, full, &o.alloc, err);
    if (s == NN_OK) s = nn_tensor_make2(&all, NN_F64, full, r.d, &o.alloc, err);
    if (s == NN_OK) s = nn_svd(NULL, nn_f64(&sv), nn_f64(&all), xc, rows, r.d, &o.alloc, err);
    if (s != NN_OK) goto done;
    memcpy(r.components.data, all.data, nn_tensor_bytes(&r.components));
    for (i = 0; i < r.k; i++) {
        double v = nn_f64(&sv)[i];
        nn_f64(&r.singular)[i] = v;
        nn_f64(&r.variance)[i] = r.n > 1 ? v * v / (double)(r.n - 1) : 0.0;
        nn_f64(&r.ratio)[i] = total > 0 ? v * v / total : 0.0;
    }
done:
    nn_tensor_free(&c);
    nn_tensor_free(&z);
    nn_tensor_free(&all);
    nn_tensor_free(&sv);
    if (s == NN_OK) *p = r;
    else nn_pca_free(&r);
    return s;
}
NN_DEF nn_status nn_pca_transform(nn_tensor *out, const nn_pca *p, const nn_tensor *x,
                                  const nn_alloc *alloc, nn_error *err)
{
    nn_tensor c = NN_ZERO, r = NN_ZERO;
    nn_status s;
    size_t i, j, n;
    if (x->ndim != 2 || x->shape[1] != p->d || nni_dtype_class(x->dtype) != 1)
        return nn_error_set(err, NN_E_ARG,
                        "nn_pca_transform: expected [n,%zu] floats, got %zu-d %s with %zu columns",
                        p->d, x->ndim, nn_dtype_name(x->dtype),
                        x->ndim == 2 ? x->shape[1] : (size_t)0);
    n = x->shape[0];
    s = nn_tensor_convert(&c, x, NN_F64, alloc, err);
    if (s == NN_OK) s = nn_tensor_make2(&r, NN_F64, n, p->k, alloc, err);
    if (s == NN_OK) {
        double *xc = nn_f64(&c);
        const double *mean = nn_f64(&p->mean);
        for (i = 0; i < n; i++) for (j = 0; j < p->d; j++) xc[i * p->d + j] -= mean[j];
        s = nn_gemm_f64(n, p->k, p->d, 1.0, xc, p->d, 0, nn_f64(&p->components), p->d, 1, 0.0,
                        nn_f64(&r), p->k, 0, err);
    }
    nn_tensor_free(&c);
    if (s == NN_OK) *out = r;
    else nn_tensor_free(&r);
    return s;
}
NN_DEF nn_status nn_pca_inverse(nn_tensor *out, const nn_pca *p, const nn_tensor *scores,
                                const nn_alloc *alloc, nn_error *err)
{
    nn_tensor r = NN_ZERO;
    nn_status s;
    size_t i, j, n;
    if (scores->ndim != 2 || scores->shape[1] != p->k || scores->dtype != NN_F64)
        return nn_error_set(err, NN_E_ARG, "nn_pca_inverse: expected [n,%zu] f64, got %zu-d %s", p->k,
                        scores->ndim, nn_dtype_name(scores->dtype));
    n = scores->shape[0];
    s = nn_tensor_make2(&r, NN_F64, n, p->d, alloc, err);
    if (s == NN_OK)
        s = nn_gemm_f64(n, p->d, p->k, 1.0, nn_f64(scores), p->k, 0, nn_f64(&p->components), p->d,
                        0, 0.0, nn_f64(&r), p->d, 0, err);
    if (s == NN_OK)
        for (i = 0; i < n; i++)
            for (j = 0; j < p->d; j++) nn_f64(&r)[i * p->d + j] += nn_f64(&p->mean)[j];
    if (s == NN_OK) *out = r;
    else nn_tensor_free(&r);
    return s;
}
#if defined(__GNUC__) && !defined(__clang__) && !defined(__TINYC__)
#pragma GCC pop_options
#endif
#endif /* NN_NO_LINALG */

/* ---- [QUANT] ------------------------------------------------------------ */
static const char *const nni_quant_names[5] = { "none", "int8", "int4", "ternary", "binary" };
NN_DEF const char *nn_quant_kind_name(nn_quant_kind k)
{
    return (int)k >= 0 && (int)k < 5 ? nni_quant_names[k] : "none";
}
NN_DEF int nn_quant_kind_parse(const char *name)
{
    int i;
    for (i = 0; name && i < 5; i++) if (strcmp(name, nni_quant_names[i]) == 0) return i;
    return -1;
}
/* Round half to even for |x| < 2^51 */
NNI_FN double nni_round_even(double x) { return (x + 6755399441055744.0) - 6755399441055744.0; }
/* element i of an array that is either float or double */
NNI_FN double nni_either(const float *f, const double *d, size_t i) { return f ? (double)f[i] : d[i]; }
/* The scale of n values (all finite), as a float. */
NNI_FN float nni_quant_scale(const float *f, const double *d, size_t n, const nn_quant_desc *o,
                             double *max_out)
{
    double max = 0, sum = 0, buf[256], cut, s;
    size_t i, j, kept = 0;
    for (i = 0; i < n; i++) { double a = nni_either(f, d, i); if (a < 0) a = -a; if (a > max) max = a; }
    *max_out = max;
    if (o->kind == NN_QUANT_INT8 || o->kind == NN_QUANT_INT4)
        s = max / (o->kind == NN_QUANT_INT8 ? 127.0 : 7.0);
    else {
        cut = o->kind == NN_QUANT_TERNARY && !o->mean_rule ?
                  (o->threshold > 0 ? o->threshold : 0.2) * max :
                  0;
        for (i = 0; i < n; i += 256) {
            size_t m = n - i < 256 ? n - i : 256;
            for (j = 0; j < m; j++) {
                double a = nni_either(f, d, i + j);
                if (a < 0) a = -a;
                buf[j] = a < cut ? 0 : a;
                kept += !(a < cut);
            }
            sum += nn_sum_f64(buf, m);
        }
        s = kept ? sum / (double)kept : 0;
    }
    if (s > 0 && s < 1.401298464324817e-45) return nni_u2f(1);   /* the least float rather than 0 */
    return (float)s;
}
NNI_FN int nni_quant_code(double w, double s, double max, const nn_quant_desc *o)
{
    double q, a = w < 0 ? -w : w,
              lim = o->kind == NN_QUANT_INT8 ? 127.0 :
                    o->kind == NN_QUANT_INT4 ? 7.0 :
                                               1.0;
    if (o->kind == NN_QUANT_BINARY) return w < 0 ? -1 : 1;
    if (s == 0) return 0;
    if (o->kind == NN_QUANT_TERNARY && !o->mean_rule)
        return a < (o->threshold > 0 ? o->threshold : 0.2) * max ? 0 : w < 0 ? -1 : 1;
    q = w / s;
    if (q > lim) q = lim;
    if (q < -lim) q = -lim;
    return (int)nni_round_even(q);
}
NNI_FN nn_status nni_quant_check(const nn_quant_desc *o, const float *f, const double *d, size_t n,
                                 const char *who, nn_error *err)
{
    size_t i;
    if (o->kind < NN_QUANT_INT8 || o->kind > NN_QUANT_BINARY)
        return nn_error_set(err, NN_E_ARG, "%s: expected a kind from int8 to binary, got %d", who,
                        (int)o->kind);
    if (!(o->threshold >= 0 && o->threshold <= 1))
        return nn_error_set(err, NN_E_ARG, "%s: threshold must be in (0, 1], got %g", who,
                        o->threshold);
    for (i = 0; i < n; i++) {
        double v = nni_either(f, d, i);
        if (!nni_isfinite(v)) return nn_error_set(err, NN_E_NONFINITE, "%s: element %zu is not finite", who, i);
        if (v > 3.4028234663852886e38 || v < -3.4028234663852886e38)
            return nn_error_set(err, NN_E_LIMIT, "%s: element %zu is beyond float: %g", who, i, v);
    }
    return NN_OK;
}
NN_DEF size_t nn_quant_bytes(nn_quant_kind kind, size_t n)
{
    switch (kind) {
    case NN_QUANT_INT4:    return n / 2 + n % 2;
    case NN_QUANT_TERNARY: return n / 5 + (n % 5 != 0);
    case NN_QUANT_BINARY:  return n / 8 + (n % 8 != 0);
    case NN_QUANT_NONE: case NN_QUANT_INT8: break;
    }
    return n;
}
NNI_FN size_t nni_codes_per_byte(nn_quant_kind kind)
{
    return kind == NN_QUANT_INT4 ? 2 : kind == NN_QUANT_TERNARY ? 5 : kind == NN_QUANT_BINARY ? 8 : 1;
}
NN_DEF void nn_quant_pack(uint8_t *out, const int8_t *codes, size_t n, nn_quant_kind kind)
{
    size_t i, j, per = nni_codes_per_byte(kind);
    for (i = 0; i < n; i += per) {
        unsigned b = 0;
        for (j = per; j-- > 0; ) {
            int q = i + j < n                ? codes[i + j] :
                    kind == NN_QUANT_TERNARY ? -1 :
                    kind == NN_QUANT_BINARY  ? -1 :
                                               0;
            if (kind == NN_QUANT_TERNARY) b = b * 3 + (unsigned)(q + 1);
            else if (kind == NN_QUANT_BINARY) b = b << 1 | (q > 0);
            else if (kind == NN_QUANT_INT4) b = b << 4 | ((unsigned)q & 15);
            else b = (unsigned)q & 255;
        }
        *out++ = (uint8_t)b;
    }
}
NN_DEF void nn_quant_unpack(int8_t *codes, const uint8_t *in, size_t n, nn_quant_kind kind)
{
    size_t i, j, per = nni_codes_per_byte(kind);
    for (i = 0; i < n; i += per) {
        unsigned b = *in++;
        for (j = 0; j < per && i + j < n; j++) {
            int q;
            if (kind == NN_QUANT_TERNARY) { q = (int)(b % 3) - 1; b /= 3; }
            else if (kind == NN_QUANT_BINARY) { q = b & 1 ? 1 : -1; b >>= 1; }
            else if (kind == NN_QUANT_INT4) { q = (int)(b & 15); if (q > 7) q -= 16; b >>= 4; }
            else q = b > 127 ? (int)b - 256 : (int)b;
            codes[i + j] = (int8_t)q;
        }
    }
}
NN_DEF void nn_quant_free(nn_quant *q)
{
    if (!q) return;
    nn_tensor_free(&q->scale);
    nn_tensor_free(&q->packed);
    q->kind = NN_QUANT_NONE;
    q->ndim = q->count = 0;
}
NN_DEF nn_status nn_quantize(nn_quant *q, const nn_tensor *w, const nn_quant_desc *d, nn_error *err)
{
    nn_quant r = NN_ZERO;
    nn_tensor wide = NN_ZERO, codes = NN_ZERO;
    size_t rows, cols, i, j;
    const float *f = NULL;
    const double *g = NULL;
    double max;
    nn_status s;
    if (nni_dtype_class(w->dtype) != 1)
        return nn_error_set(err, NN_E_ARG, "nn_quantize: expected floats, got %s",
                        nn_dtype_name(w->dtype));
    r.kind = d->kind;
    r.ndim = w->ndim;
    r.count = nn_tensor_count(w);
    for (i = 0; i < w->ndim; i++) r.shape[i] = w->shape[i];
    rows = d->per_channel && w->ndim >= 2 ? w->shape[0] : 1;
    cols = rows ? r.count / rows : 0;
    if (w->dtype == NN_F32) f = (const float *)w->data;
    else if (w->dtype == NN_F64) g = (const double *)w->data;
    else {
        s = nn_tensor_convert(&wide, w, NN_F32, &d->alloc, err);
        if (s != NN_OK) return s;
        f = (const float *)wide.data;
    }
    s = nni_quant_check(d, f, g, r.count, "nn_quantize", err);
    if (s == NN_OK) s = nn_tensor_make1(&r.scale, NN_F32, rows, &d->alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&r.packed, NN_U8, nn_quant_bytes(d->kind, r.count), &d->alloc, err);
    if (s == NN_OK) s = nn_tensor_make1(&codes, NN_I8, r.count, &d->alloc, err);
    if (s == NN_OK) {
        int8_t *c = (int8_t *)codes.data;
        for (i = 0; i < rows; i++) {
            const float *fr = f ? f + i * cols : NULL;
            const double *gr = g ? g + i * cols : NULL;
            float scale = nni_quant_scale(fr, gr, cols, d, &max);
            for (j = 0; j < cols; j++)
                c[i * cols + j] =
                    (int8_t)nni_quant_code(nni_either(fr, gr, j), (double)scale, max, d);
            nn_f32(&r.scale)[i] = d->drop_scale ? 1.0f : scale;
        }
        nn_quant_pack((uint8_t *)r.packed.data, c, r.count, d->kind);
    }
    nn_tensor_free(&codes);
    nn_tensor_free(&wide);
    if (s == NN_OK) *q = r;
    else nn_quant_free(&r);
    return s;
}
NN_DEF nn_status nn_quant_codes(nn_tensor *codes, const nn_quant *q, const nn_alloc *alloc, nn_error *err)
{
    nn_status s = nn_tensor_make(codes, NN_I8, q->ndim, q->shape, alloc, err);
    if (s == NN_OK)
        nn_quant_unpack((int8_t *)codes->data, (const uint8_t *)q->packed.data, q->count, q->kind);
    return s;
}
NN_DEF nn_status nn_dequantize(nn_tensor *w, const nn_quant *q, const nn_alloc *alloc, nn_error *err)
{
    nn_tensor codes = NN_ZERO, r = NN_ZERO;
    size_t i, rows = q->scale.shape[0], cols = rows ? q->count / rows : 0;
    nn_status s = nn_quant_codes(&codes, q, alloc, err);
    if (s == NN_OK) s = nn_tensor_make(&r, NN_F32, q->ndim, q->shape, alloc, err);
    if (s == NN_OK)
        for (i = 0; i < q->count; i++)
            nn_f32(&r)[i] = (float)((const int8_t *)codes.data)[i] * nn_f32(&q->scale)[i / cols];
    nn_tensor_free(&codes);
    if (s == NN_OK) *w = r;
    else nn_tensor_free(&r);
    return s;
}
NN_DEF nn_status nn_fake_quantize(float *out, const float *w, size_t rows, size_t cols,
                                  const nn_quant_desc *d, nn_error *err)
{
    size_t i, j, n, len;
    double max;
    nn_status s;
    if (!nn_size_mul(rows, cols, &n)) return nn_error_set(err, NN_E_NOMEM, "nn_fake_quantize: size overflows");
    s = nni_quant_check(d, w, NULL, n, "nn_fake_quantize", err);
    if (s != NN_OK) return s;
    len = d->per_channel ? cols : n;
    for (i = 0; i < n; i += len) {
        float scale = nni_quant_scale(w + i, NULL, len, d, &max), keep = d->drop_scale ? 1.0f : scale;
        for (j = i; j < i + len; j++)
            out[j] = (float)nni_quant_code((double)w[j], (double)scale, max, d) * keep;
    }
    return NN_OK;
}
NN_DEF nn_status nn_round_to(float *x, size_t n, nn_dtype dtype, nn_error *err)
{
    size_t i;
    if (dtype == NN_F32) return NN_OK;
    if (dtype != NN_F16 && dtype != NN_BF16)
        return nn_error_set(err, NN_E_ARG, "nn_round_to: expected f32, f16 or bf16, got %s",
                        nn_dtype_name(dtype));
    for (i = 0; i < n; i++)
        x[i] = dtype == NN_F16 ? nn_f16_to_f32(nn_f32_to_f16(x[i])) :
                                 nn_bf16_to_f32(nn_f32_to_bf16(x[i]));
    return NN_OK;
}

#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_TENSOR_IMPLEMENTED */

/* ==== [KERNELS] one text, compiled once per instruction set ============== */
/* This file includes itself from [ISA] with NNI_PASS = 1 (ref: plain C), 2 (AVX2 + FMA), 3
 * (AVX-512), 4 (NEON). First the vocabulary: nniv = NNI_W floats, nnii = as many 32-bit integers,
 * nnim = a lane mask; then the
 *   kernels in these words. No
 * operation here may differ between machines: +, -, *, /, sqrt, fma, comparison, integer and bit
 * operations only. */
#if defined(NNI_PASS) && !defined(NNI_TILE)
#define NNI_CAT_(a, b) a##b
#define NNI_CAT(a, b) NNI_CAT_(a, b)
#define NNI_K(name) NNI_CAT(nni_##name, NNI_ISA)          /* nni_exp_avx2 ... */

#if NNI_PASS == 1
#define NNI_ISA _ref
#define NNI_T
#define NNI_W 1
#define nniv float
#define nnii uint32_t
#define nnim int
#define nniv_set(x) (x)
#define nniv_load(p) (*(p))
#define nniv_store(p, v) (void)(*(p) = (v))
#define nniv_loadn(p, n) ((void)(n), *(p))
#define nniv_storen(p, v, n) ((void)(n), (void)(*(p) = (v)))
#define nniv_add(a, b) ((a) + (b))
#define nniv_sub(a, b) ((a) - (b))
#define nniv_mul(a, b) ((a) * (b))
#define nniv_div(a, b) ((a) / (b))
#define nniv_sqrt(a) sqrtf(a)
#define nniv_fma(a, b, c) nni_fmaf(a, b, c)
#define nniv_lt(a, b) ((a) < (b))
#define nniv_le(a, b) ((a) <= (b))
#define nniv_nan(a) (!((a) <= (a)))
#define nniv_sel(m, a, b) ((m) ? (a) : (b))               /* m ? a : b, lane by lane */
#define nnii_set(x) ((uint32_t)(x))
#define nniv_bits(v) nni_f2u(v)
#define nniv_from(i) nni_u2f(i)
#define nniv_float(i) ((float)(int32_t)(i))               /* small integers */
#define nnii_add(a, b) ((a) + (b))
#define nnii_sub(a, b) ((a) - (b))
#define nnii_and(a, b) ((a) & (b))
#define nnii_or(a, b) ((a) | (b))
#define nnii_shl(a, n) ((a) << (n))
#define nnii_shr(a, n) ((a) >> (n))
#define NNI_WD 1
#define nnid double
#define nnid_set(x) (x)
#define nnid_load(p) (*(p))
#define nnid_store(p, v) (void)(*(p) = (v))
#define nnid_fma(a, b, c) nni_fma(a, b, c)
#define nnid_add(a, b) ((a) + (b))
#define nnid_sub(a, b) ((a) - (b))
#define nnid_mul(a, b) ((a) * (b))
#define nnid_div(a, b) ((a) / (b))
#define nnid_atleast(lo, x) ((x) < (lo) ? (lo) : (x))     /* NaN stays */
#define nnid_minus_abs(x) ((x) < 0.0 ? (x) : -(x))
#define nnid_if_neg(x, a, b) (nni_d2u(x) >> 63 ? (a) : (b))
#define nnid_pow2(t)             \
    nni_u2d((nni_d2u(t) << 52) + \
            0x3FF0000000000000u) /* t = 1.5 * 2^52 + n: 2^n, n in [-1022, 1023] */
#elif NNI_PASS == 2
#define NNI_ISA _avx2
#define NNI_T __attribute__((target("avx2,fma")))
#define NNI_W 8
#define nniv __m256
#define nnii __m256i
#define nnim __m256
#define nniv_set(x) _mm256_set1_ps(x)
#define nniv_load(p) _mm256_loadu_ps(p)
#define nniv_store(p, v) _mm256_storeu_ps(p, v)
#define nniv_mask(n) \
    _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define nniv_loadn(p, n) _mm256_maskload_ps(p, nniv_mask(n))
#define nniv_storen(p, v, n) _mm256_maskstore_ps(p, nniv_mask(n), v)
#define nniv_add(a, b) _mm256_add_ps(a, b)
#define nniv_sub(a, b) _mm256_sub_ps(a, b)
#define nniv_mul(a, b) _mm256_mul_ps(a, b)
#define nniv_div(a, b) _mm256_div_ps(a, b)
#define nniv_sqrt(a) _mm256_sqrt_ps(a)
#define nniv_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define nniv_lt(a, b) _mm256_cmp_ps(a, b, _CMP_LT_OQ)
#define nniv_le(a, b) _mm256_cmp_ps(a, b, _CMP_LE_OQ)
#define nniv_nan(a) _mm256_cmp_ps(a, a, _CMP_UNORD_Q)
#define nniv_sel(m, a, b) _mm256_blendv_ps(b, a, m)
#define nnii_set(x) _mm256_set1_epi32((int)(x))
#define nniv_bits(v) _mm256_castps_si256(v)
#define nniv_from(i) _mm256_castsi256_ps(i)
#define nniv_float(i) _mm256_cvtepi32_ps(i)
#define nnii_add(a, b) _mm256_add_epi32(a, b)
#define nnii_sub(a, b) _mm256_sub_epi32(a, b)
#define nnii_and(a, b) _mm256_and_si256(a, b)
#define nnii_or(a, b) _mm256_or_si256(a, b)
#define nnii_shl(a, n) _mm256_slli_epi32(a, n)
#define nnii_shr(a, n) _mm256_srli_epi32(a, n)
/* 4 floats each of rows 0, 4, ... below p (one 128-bit lane per row), and the 4x4 transpose within
 * the lanes */
#define nniv_quad(p, ld) \
    _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps((p) + 4 * (ld)), 1)
#define nniv_zip(a, b) _mm256_unpacklo_ps(a, b)
#define nniv_zap(a, b) _mm256_unpackhi_ps(a, b)
#define nniv_zip2(a, b) _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)))
#define nniv_zap2(a, b) _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)))
/* doubles: half as many */
#define nnid __m256d
#define nnid_set(x) _mm256_set1_pd(x)
#define nnid_load(p) _mm256_loadu_pd(p)
#define nnid_store(p, v) _mm256_storeu_pd(p, v)
#define nnid_mask(n) _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)(n)), _mm256_setr_epi64x(0, 1, 2, 3))
#define nnid_fma(a, b, c) _mm256_fmadd_pd(a, b, c)
#define NNI_WD 4
#define nnid_add(a, b) _mm256_add_pd(a, b)
#define nnid_sub(a, b) _mm256_sub_pd(a, b)
#define nnid_mul(a, b) _mm256_mul_pd(a, b)
#define nnid_div(a, b) _mm256_div_pd(a, b)
#define nnid_atleast(lo, x) _mm256_max_pd(lo, x)
#define nnid_minus_abs(x) _mm256_or_pd(x, _mm256_set1_pd(-0.0))
#define nnid_if_neg(x, a, b) _mm256_blendv_pd(b, a, x)
#define nnid_pow2(t)                                                                    \
    _mm256_castsi256_pd(_mm256_add_epi64(_mm256_slli_epi64(_mm256_castpd_si256(t), 52), \
                                         _mm256_set1_epi64x(0x3FF0000000000000)))
/* what a tile's tail is cut with: made once, outside the loop over k */
#define nniv_cut __m256i
#define nniv_loadc(p, c) _mm256_maskload_ps(p, c)
#define nniv_storec(p, v, c) _mm256_maskstore_ps(p, c, v)
#define nnid_cut __m256i
#define nnid_loadc(p, c) _mm256_maskload_pd(p, c)
#define nnid_storec(p, v, c) _mm256_maskstore_pd(p, c, v)
#define NNI_MR 6                                          /* tile: 6 x 16 floats: 12 of 16 registers */

#elif NNI_PASS == 3      /* maskz_ forms where the plain one starts from an undefined vector: g++ 12 warns */
#define NNI_ISA _avx512
#define NNI_T __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw")))
#define NNI_W 16
#define nniv __m512
#define nnii __m512i
#define nnim __mmask16
#define nniv_set(x) _mm512_set1_ps(x)
#define nniv_load(p) _mm512_loadu_ps(p)
#define nniv_store(p, v) _mm512_storeu_ps(p, v)
#define nniv_mask(n) ((__mmask16)((1u << (n)) - 1u))
#define nniv_loadn(p, n) _mm512_maskz_loadu_ps(nniv_mask(n), p)
#define nniv_storen(p, v, n) _mm512_mask_storeu_ps(p, nniv_mask(n), v)
#define nniv_add(a, b) _mm512_add_ps(a, b)
#define nniv_sub(a, b) _mm512_sub_ps(a, b)
#define nniv_mul(a, b) _mm512_mul_ps(a, b)
#define nniv_div(a, b) _mm512_div_ps(a, b)
#define nniv_sqrt(a) _mm512_maskz_sqrt_ps(0xFFFF, a)
#define nniv_fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define nniv_lt(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)
#define nniv_le(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ)
#define nniv_nan(a) _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q)
#define nniv_sel(m, a, b) _mm512_mask_blend_ps(m, b, a)
#define nnii_set(x) _mm512_set1_epi32((int)(x))
#define nniv_bits(v) _mm512_castps_si512(v)
#define nniv_from(i) _mm512_castsi512_ps(i)
#define nniv_float(i) _mm512_maskz_cvtepi32_ps(0xFFFF, i)
#define nnii_add(a, b) _mm512_add_epi32(a, b)
#define nnii_sub(a, b) _mm512_sub_epi32(a, b)
#define nnii_and(a, b) _mm512_and_si512(a, b)
#define nnii_or(a, b) _mm512_or_si512(a, b)
#define nnii_shl(a, n) _mm512_maskz_slli_epi32(0xFFFF, a, n)
#define nnii_shr(a, n) _mm512_maskz_srli_epi32(0xFFFF, a, n)
#define nniv_quad(p, ld)                                                                 \
    _mm512_mask_broadcast_f32x4(                                                         \
        _mm512_mask_broadcast_f32x4(                                                     \
            _mm512_mask_broadcast_f32x4(_mm512_castps128_ps512(_mm_loadu_ps(p)), 0x00F0, \
                                        _mm_loadu_ps((p) + 4 * (ld))),                   \
            0x0F00, _mm_loadu_ps((p) + 8 * (ld))),                                       \
        0xF000, _mm_loadu_ps((p) + 12 * (ld)))
#define nniv_zip(a, b) _mm512_maskz_unpacklo_ps(0xFFFF, a, b)
#define nniv_zap(a, b) _mm512_maskz_unpackhi_ps(0xFFFF, a, b)
#define nniv_zip2(a, b) \
    _mm512_castpd_ps(_mm512_maskz_unpacklo_pd(0xFF, _mm512_castps_pd(a), _mm512_castps_pd(b)))
#define nniv_zap2(a, b) \
    _mm512_castpd_ps(_mm512_maskz_unpackhi_pd(0xFF, _mm512_castps_pd(a), _mm512_castps_pd(b)))
#define nnid __m512d
#define nnid_set(x) _mm512_set1_pd(x)
#define nnid_load(p) _mm512_loadu_pd(p)
#define nnid_store(p, v) _mm512_storeu_pd(p, v)
#define nnid_mask(n) ((__mmask8)((1u << (n)) - 1u))
#define nnid_fma(a, b, c) _mm512_fmadd_pd(a, b, c)
#define NNI_WD 8
#define nnid_add(a, b) _mm512_add_pd(a, b)
#define nnid_sub(a, b) _mm512_sub_pd(a, b)
#define nnid_mul(a, b) _mm512_mul_pd(a, b)
#define nnid_div(a, b) _mm512_div_pd(a, b)
#define nnid_atleast(lo, x) _mm512_maskz_max_pd(0xFF, lo, x)
#define nnid_minus_abs(x) \
    _mm512_castsi512_pd(  \
        _mm512_or_si512(_mm512_castpd_si512(x), _mm512_castpd_si512(_mm512_set1_pd(-0.0))))
#define nnid_if_neg(x, a, b) _mm512_mask_blend_pd(_mm512_movepi64_mask(_mm512_castpd_si512(x)), b, a)
#define nnid_pow2(t)                                                                \
    _mm512_castsi512_pd(                                                            \
        _mm512_add_epi64(_mm512_maskz_slli_epi64(0xFF, _mm512_castpd_si512(t), 52), \
                         _mm512_set1_epi64(0x3FF0000000000000)))
#define nniv_cut __mmask16
#define nniv_loadc(p, c) _mm512_maskz_loadu_ps(c, p)
#define nniv_storec(p, v, c) _mm512_mask_storeu_ps(p, c, v)
#define nnid_cut __mmask8
#define nnid_loadc(p, c) _mm512_maskz_loadu_pd(c, p)
#define nnid_storec(p, v, c) _mm512_mask_storeu_pd(p, c, v)
#define NNI_MR 12                                         /* tile: 12 x 32 floats: 24 of 32 registers */

#elif NNI_PASS == 4
#define NNI_ISA _neon
#define NNI_T
#define NNI_W 4
#define nniv float32x4_t
#define nnii uint32x4_t
#define nnim uint32x4_t
#define nniv_set(x) vdupq_n_f32(x)
#define nniv_load(p) vld1q_f32(p)
#define nniv_store(p, v) vst1q_f32(p, v)
#define nniv_loadn(p, n) nni_loadn_neon(p, n)
#define nniv_storen(p, v, n) nni_storen_neon(p, v, n)
#define nniv_add(a, b) vaddq_f32(a, b)
#define nniv_sub(a, b) vsubq_f32(a, b)
#define nniv_mul(a, b) vmulq_f32(a, b)
#define nniv_div(a, b) vdivq_f32(a, b)
#define nniv_sqrt(a) vsqrtq_f32(a)
#define nniv_fma(a, b, c) vfmaq_f32(c, a, b)
#define nniv_lt(a, b) vcltq_f32(a, b)
#define nniv_le(a, b) vcleq_f32(a, b)
#define nniv_nan(a) vmvnq_u32(vceqq_f32(a, a))
#define nniv_sel(m, a, b) vbslq_f32(m, a, b)
#define nnii_set(x) vdupq_n_u32((uint32_t)(x))
#define nniv_bits(v) vreinterpretq_u32_f32(v)
#define nniv_from(i) vreinterpretq_f32_u32(i)
#define nniv_float(i) vcvtq_f32_s32(vreinterpretq_s32_u32(i))
#define nnii_add(a, b) vaddq_u32(a, b)
#define nnii_sub(a, b) vsubq_u32(a, b)
#define nnii_and(a, b) vandq_u32(a, b)
#define nnii_or(a, b) vorrq_u32(a, b)
#define nnii_shl(a, n) vshlq_n_u32(a, n)
#define nnii_shr(a, n) vshrq_n_u32(a, n)
#define nniv_quad(p, ld) vld1q_f32(p)
#define nniv_zip(a, b) vzip1q_f32(a, b)
#define nniv_zap(a, b) vzip2q_f32(a, b)
#define nniv_zip2(a, b) \
    vreinterpretq_f32_f64(vzip1q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)))
#define nniv_zap2(a, b) \
    vreinterpretq_f32_f64(vzip2q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)))
#define nnid float64x2_t
#define nnid_set(x) vdupq_n_f64(x)
#define nnid_load(p) vld1q_f64(p)
#define nnid_store(p, v) vst1q_f64(p, v)
#define nnid_fma(a, b, c) vfmaq_f64(c, a, b)
#define NNI_WD 2
#define nnid_add(a, b) vaddq_f64(a, b)
#define nnid_sub(a, b) vsubq_f64(a, b)
#define nnid_mul(a, b) vmulq_f64(a, b)
#define nnid_div(a, b) vdivq_f64(a, b)
#define nnid_atleast(lo, x) vmaxq_f64(lo, x)
#define nnid_minus_abs(x) vnegq_f64(vabsq_f64(x))
#define nnid_if_neg(x, a, b) vbslq_f64(vcltzq_s64(vreinterpretq_s64_f64(x)), a, b)
#define nnid_pow2(t)       \
    vreinterpretq_f64_u64( \
        vaddq_u64(vshlq_n_u64(vreinterpretq_u64_f64(t), 52), vdupq_n_u64(0x3FF0000000000000u)))
#define nniv_cut size_t
#define nniv_mask(n) ((size_t)(n))
#define nniv_loadc(p, c) nni_loadn_neon(p, c)
#define nniv_storec(p, v, c) nni_storen_neon(p, v, c)
#define nnid_cut size_t
#define nnid_mask(n) ((size_t)(n))
#define nnid_loadc(p, c) nni_loadd_neon(p, c)
#define nnid_storec(p, v, c) nni_stored_neon(p, v, c)
#define NNI_MR 12                                         /* tile: 12 x 8 floats: 24 of 32 registers */
NNI_FN inline float32x4_t nni_loadn_neon(const float *p, size_t n)
{
    float t[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
    if (n) memcpy(t, p, n * sizeof *p);
    return vld1q_f32(t);
}
NNI_FN inline void nni_storen_neon(float *p, float32x4_t v, size_t n)
{
    float t[4];
    vst1q_f32(t, v);
    if (n) memcpy(p, t, n * sizeof *p);
}
NNI_FN inline float64x2_t nni_loadd_neon(const double *p, size_t n)
{
    double t[2] = { 0.0, 0.0 };
    if (n) memcpy(t, p, n * sizeof *p);
    return vld1q_f64(t);
}
NNI_FN inline void nni_stored_neon(double *p, float64x2_t v, size_t n)
{
    double t[2];
    vst1q_f64(t, v);
    if (n) memcpy(p, t, n * sizeof *p);
}
#endif

#define NNI_KF NNI_T NNI_FN                               /* a kernel, mostly with a door */
#if NNI_PASS == 1
#define NNI_KI NNI_FN inline                              /* a piece of one */
#else
#define NNI_KI NNI_T __attribute__((always_inline)) NNI_FN inline
#endif
#define NNI_F(x) nniv_set(x)
/* e^x = 2^n e^r, n = round(x / ln 2), |r| <= ln 2 / 2: a minimax polynomial of degree 6 (3e-9),
 * then 2^n in two exact halves, so that a denormal result is rounded once. */
NNI_KI nniv NNI_K(exp)(nniv x)
{
    nniv c = nniv_sel(nniv_lt(x, NNI_F(-104.0f)), NNI_F(-104.0f),
                      nniv_sel(nniv_lt(NNI_F(89.0f), x), NNI_F(89.0f), x));
    /* 1.5 * 2^23 rounds to an integer */
    nniv t = nniv_fma(c, NNI_F(1.44269504f), NNI_F(12582912.0f)), f = nniv_sub(t, NNI_F(12582912.0f));
    /* n + 256 > 0 */
    nnii n = nnii_add(nniv_bits(t), nnii_set(256u - 0x4B400000u)), h = nnii_shr(n, 1);
    nniv r = nniv_fma(f, NNI_F(-1.42860677e-6f), nniv_fma(f, NNI_F(-0.693145752f), c)), p;
    p = nniv_fma(NNI_F(0.00139401946f), r, NNI_F(0.00836881902f));
    p = nniv_fma(p, r, NNI_F(0.0416664071f));
    p = nniv_fma(p, r, NNI_F(0.166665196f));
    p = nniv_fma(p, r, NNI_F(0.5f));
    p = nniv_fma(nniv_mul(p, r), r, r);
    p = nniv_add(p, NNI_F(1.0f));
    /* 2^(h - 128), biased by 127 */
    p = nniv_mul(p, nniv_from(nnii_shl(nnii_sub(h, nnii_set(1u)), 23)));
    p = nniv_mul(p, nniv_from(nnii_shl(nnii_sub(nnii_sub(n, h), nnii_set(1u)), 23)));
    return nniv_sel(nniv_nan(x), nniv_from(nnii_set(0x7FC00000u)), p);
}
/* x = m 2^e, m in [sqrt 1/2, sqrt 2), f = m - 1: log x = e ln 2 + f - f^2/2 + f^3 P(f), P minimax
 * of degree 8 (8e-10). */
NNI_KI nniv NNI_K(log)(nniv x)
{
    nnim small = nniv_lt(x, NNI_F(1.17549435e-38f));
    nniv y = nniv_sel(small, nniv_mul(x, NNI_F(8388608.0f)), x), e, f, s, p, r;
    nnii i = nnii_sub(nniv_bits(y), nnii_set(0x3F3504F3u));
    e = nniv_float(nnii_sub(nnii_shr(nnii_add(i, nnii_set(0x40000000u)), 23), nnii_set(128u)));
    e = nniv_sub(e, nniv_sel(small, NNI_F(23.0f), NNI_F(0.0f)));
    f = nniv_sub(nniv_from(nnii_add(nnii_and(i, nnii_set(0x7FFFFFu)), nnii_set(0x3F3504F3u))), NNI_F(1.0f));
    s = nniv_mul(f, f);
    p = nniv_fma(NNI_F(0.0675095618f), f, NNI_F(-0.116714492f));
    p = nniv_fma(p, f, NNI_F(0.11883568f));
    p = nniv_fma(p, f, NNI_F(-0.124060318f));
    p = nniv_fma(p, f, NNI_F(0.142203271f));
    p = nniv_fma(p, f, NNI_F(-0.166679963f));
    p = nniv_fma(p, f, NNI_F(0.20002073f));
    p = nniv_fma(p, f, NNI_F(-0.250000089f));
    p = nniv_fma(p, f, NNI_F(0.333333135f));
    p = nniv_mul(nniv_mul(p, f), s);
    p = nniv_fma(e, NNI_F(1.42860677e-6f), p);
    p = nniv_fma(NNI_F(-0.5f), s, p);
    r = nniv_fma(e, NNI_F(0.693145752f), nniv_add(p, f));
    r = nniv_sel(nniv_lt(x, NNI_F(INFINITY)), r, x);
    r = nniv_sel(nniv_le(x, NNI_F(0.0f)),
        nniv_sel(nniv_lt(x, NNI_F(0.0f)), nniv_from(nnii_set(0x7FC00000u)), NNI_F(-INFINITY)), r);
    return nniv_sel(nniv_nan(x), nniv_from(nnii_set(0x7FC00000u)), r);
}
/* |x| < 0.625: x + x^3 P(x^2), degree 5 (2e-10); else 1 - 2 / (e^(2|x|) + 1) with the sign of x. */
NNI_KI nniv NNI_K(tanh)(nniv x)
{
    nnii sign = nnii_and(nniv_bits(x), nnii_set(0x80000000u));
    nniv a = nniv_from(nnii_and(nniv_bits(x), nnii_set(0x7FFFFFFFu))), z = nniv_mul(x, x), p, big;
    p = nniv_fma(NNI_F(0.00215763575f), z, NNI_F(-0.00819508638f));
    p = nniv_fma(p, z, NNI_F(0.0217087492f));
    p = nniv_fma(p, z, NNI_F(-0.053948462f));
    p = nniv_fma(p, z, NNI_F(0.133332223f));
    p = nniv_fma(p, z, NNI_F(-0.333333313f));
    p = nniv_fma(nniv_mul(p, z), x, x);
    big = nniv_sub(NNI_F(1.0f), nniv_div(NNI_F(2.0f), nniv_add(NNI_K(exp)(nniv_add(a, a)), NNI_F(1.0f))));
    p = nniv_sel(nniv_lt(a, NNI_F(0.625f)), p, big);
    p = nniv_from(nnii_or(nniv_bits(p), sign));               /* also -0, where p is +0 */
    return nniv_sel(nniv_nan(x), nniv_from(nnii_set(0x7FC00000u)), p);
}
/* z = e^-|x| <= 1, so that nothing overflows and small results keep their digits: x >= 0: 1 / (1 +
 * z), else z / (1 + z);
 * what 1 + z lost in rounding is put back: q / (1 + lo / d) = q - q lo / d, where 1 / d is q or 1 - q. */
NNI_KI nniv NNI_K(sigmoid)(nniv x)
{
    nniv z = NNI_K(exp)(nniv_from(nnii_or(nniv_bits(x), nnii_set(0x80000000u)))),
         d = nniv_add(NNI_F(1.0f), z);
    nniv lo = nniv_sub(z, nniv_sub(d, NNI_F(1.0f))), q, r;
    nnim neg = nniv_lt(x, NNI_F(0.0f));
    q = nniv_div(nniv_sel(neg, z, NNI_F(1.0f)), d);
    r = nniv_sel(neg, nniv_sub(q, NNI_F(1.0f)), nniv_sub(NNI_F(0.0f), q));
    return nniv_fma(nniv_mul(q, lo), r, q);
}
/* |x| < 0.921875: x + x P(x^2), degree 6 (1e-9); else 1 - e^Q(|x|), Q = log erfc as a polynomial of
 * degree 7 (5e-11), |x| cut at 4, where erf is 1 in float. */
NNI_KI nniv NNI_K(erf)(nniv x)
{
    nnii sign = nnii_and(nniv_bits(x), nnii_set(0x80000000u));
    nniv a = nniv_from(nnii_and(nniv_bits(x), nnii_set(0x7FFFFFFFu))), z = nniv_mul(x, x), p, q,
         b = nniv_sel(nniv_lt(a, NNI_F(4.0f)), a, NNI_F(4.0f));
    p = nniv_fma(NNI_F(7.96966342e-05f), z, NNI_F(-0.000804383948f));
    p = nniv_fma(p, z, NNI_F(0.0051919478f));
    p = nniv_fma(p, z, NNI_F(-0.026855588f));
    p = nniv_fma(p, z, NNI_F(0.112836242f));
    p = nniv_fma(p, z, NNI_F(-0.376126289f));
    p = nniv_fma(p, z, NNI_F(0.128379166f));
    p = nniv_fma(p, x, x);
    q = nniv_fma(NNI_F(-2.10387207e-05f), b, NNI_F(0.000433790556f));
    q = nniv_fma(q, b, NNI_F(-0.00416770857f));
    q = nniv_fma(q, b, NNI_F(0.0251103453f));
    q = nniv_fma(q, b, NNI_F(-0.108265676f));
    q = nniv_fma(q, b, NNI_F(-0.633360326f));
    q = nniv_fma(q, b, NNI_F(-1.12950814f));
    q = nniv_fma(q, b, NNI_F(0.000173241206f));
    q = nniv_sub(NNI_F(1.0f), NNI_K(exp)(q));
    q = nniv_from(nnii_or(nniv_bits(q), sign));
    p = nniv_sel(nniv_lt(a, NNI_F(0.921875f)), p, q);
    return nniv_sel(nniv_nan(x), nniv_from(nnii_set(0x7FC00000u)), p);
}
/* y[i] = expr of x. NNI_MAP: whole vectors, then one masked tail, two bodies, for what is short.
 * NNI_MAP_WHOLE: whole vectors alone; what is left went before through a vector of its own and the same
 * function (NNI_TAIL), so that there is one body. */
#define NNI_MAP_WHOLE(expr)                       \
    for (i = 0; i + NNI_W <= n; i += NNI_W) {     \
        const nniv x = nniv_load(xs + i);         \
        nniv_store(y + i, expr);                  \
    }
#if NNI_PASS == 1
#define NNI_TAIL(again)
#else
#define NNI_TAIL(again)                                    \
    if (n % NNI_W) {                                       \
        float tail[NNI_W];                                 \
        i = n - n % NNI_W;                                 \
        nniv_store(tail, nniv_loadn(xs + i, n - i));       \
        again;                                             \
        nniv_storen(y + i, nniv_load(tail), n - i);        \
        n = i;                                             \
    }
#endif
#if NNI_PASS == 1
#define NNI_MAP(expr) do { NNI_MAP_WHOLE(expr) } while (0)
#else
#define NNI_MAP(expr)                                 \
    do {                                              \
        for (i = 0; i + NNI_W <= n; i += NNI_W) {     \
            const nniv x = nniv_load(xs + i);         \
            nniv_store(y + i, expr);                  \
        }                                             \
        if (i < n) {                                  \
            const nniv x = nniv_loadn(xs + i, n - i); \
            nniv_storen(y + i, expr, n - i);          \
        }                                             \
    } while (0)
#endif
#define NNI_LONG(name, expr)                                                     \
    NNI_KF NNI_COLD void NNI_K(name)(float *y, const float *xs, size_t n)        \
    {                                                                            \
        size_t i;                                                                \
        NNI_TAIL(NNI_K(name)(tail, tail, NNI_W))                                 \
        NNI_MAP_WHOLE(expr)                                                      \
    }
NNI_LONG(vexpf, NNI_K(exp)(x))
NNI_LONG(vlogf, NNI_K(log)(x))
NNI_LONG(vtanhf, NNI_K(tanh)(x))
NNI_LONG(vsigmoidf, NNI_K(sigmoid)(x))
NNI_LONG(verff, NNI_K(erf)(x))
#undef NNI_LONG
/* sigmoid in double, <= 3 ulp (not nn_sigmoid's bits), for loops that need many: z = e^-|x| = 2^n
 * e^r with |x| cut at 700, e^r by its Taylor polynomial of degree 13 (4e-18 at |r| = ln 2 / 2); 1 /
 * (1 + z), or z / (1 + z) below 0. */
NNI_KI nnid NNI_K(prob)(nnid x)
{
    static const double c[11] = {
        1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
        1.0 / 720,       1.0 / 120,      1.0 / 24,      1.0 / 6,      0.5
    };
    nnid a = nnid_atleast(nnid_set(-700.0), nnid_minus_abs(x)),
         t = nnid_fma(a, nnid_set(1.4426950408889634), nnid_set(6755399441055744.0)),
         f = nnid_sub(t, nnid_set(6755399441055744.0));
    nnid r = nnid_fma(f, nnid_set(-1.9082149292705877e-10),
                      nnid_fma(f, nnid_set(-0.6931471803691238), a)),
         p = nnid_set(1.0 / 6227020800.0), q;
    int i;
    for (i = 0; i < 11; i++) p = nnid_fma(p, r, nnid_set(c[i]));
    p = nnid_add(nnid_fma(nnid_mul(p, r), r, r), nnid_set(1.0));
    p = nnid_mul(p, nnid_pow2(t));
    q = nnid_div(nnid_set(1.0), nnid_add(nnid_set(1.0), p));
    return nnid_if_neg(x, nnid_mul(p, q), q);
}
NNI_KF void NNI_K(vprob)(double *y, const double *x, size_t n)
{
    size_t i;
    for (i = 0; i + NNI_WD <= n; i += NNI_WD) nnid_store(y + i, NNI_K(prob)(nnid_load(x + i)));
#if NNI_PASS != 1
    if (i < n) {
        nnid_cut cut = nnid_mask(n - i);
        nnid_storec(y + i, NNI_K(prob)(nnid_loadc(x + i, cut)), cut);
    }
#endif
}
/* activations */
NNI_KI nniv NNI_K(gelu)(nniv x)
{
    return nniv_mul(nniv_mul(x, NNI_F(0.5f)),
                    nniv_add(NNI_F(1.0f), NNI_K(erf)(nniv_mul(x, NNI_F(0.707106781f)))));
}
NNI_KI nniv NNI_K(gelu_tanh)(nniv x)
{
    nniv u = nniv_mul(NNI_F(0.797884561f), nniv_fma(NNI_F(0.044715f), nniv_mul(nniv_mul(x, x), x), x));
    return nniv_mul(nniv_mul(x, NNI_F(0.5f)), nniv_add(NNI_F(1.0f), NNI_K(tanh)(u)));
}
/* d/dx x Phi(x) = Phi(x) + x phi(x), from k = 1 + erf(x / sqrt 2) = 2 Phi(x) */
NNI_KI nniv NNI_K(dgelu)(nniv x, nniv k)
{
    nniv pdf = nniv_mul(NNI_K(exp)(nniv_mul(nniv_mul(x, x), NNI_F(-0.5f))), NNI_F(0.398942280f));
    return nniv_fma(x, pdf, nniv_mul(NNI_F(0.5f), k));
}
/* with t = tanh u, u = c (x + a x^3):  d/dx x/2 (1 + t) = (1 + t)/2 + x/2 (1 - t^2) c (1 + 3 a x^2) */
NNI_KI nniv NNI_K(dgelu_tanh)(nniv x, nniv t)
{
    nniv du = nniv_mul(NNI_F(0.797884561f), nniv_fma(NNI_F(0.134145f), nniv_mul(x, x), NNI_F(1.0f)));
    nniv dt = nniv_mul(nniv_fma(nniv_sub(NNI_F(0.0f), t), t, NNI_F(1.0f)), du);
    return nniv_mul(NNI_F(0.5f), nniv_fma(x, dt, nniv_add(NNI_F(1.0f), t)));
}
/* d/dx x s(x) = s (1 + x (1 - s)) */
NNI_KI nniv NNI_K(dsilu)(nniv x, nniv s)
{
    return nniv_mul(s, nniv_fma(x, nniv_sub(NNI_F(1.0f), s), NNI_F(1.0f)));
}
/* x > 0 ? x : +0, NaN stays */
NNI_KI nniv NNI_K(relu)(nniv x) { return nniv_sel(nniv_le(x, NNI_F(0.0f)), NNI_F(0.0f), x); }
/* for nni_trial: p0 p1 - p2, each step rounded */
NNI_KF float NNI_K(fuses)(const float *p)
{
    float out[NNI_W];
    nniv_store(out, nniv_sub(nniv_mul(NNI_F(p[0]), NNI_F(p[1])), NNI_F(p[2])));
    return out[0];
}
NNI_KF NNI_COLD void NNI_K(act_forward)(float *y, const float *xs, size_t n, nn_act a, float slope)
{
    size_t i;
    nniv sl = nniv_set(slope < 0.0f || slope > 0.0f ? slope : 0.01f);
    if (a > NN_ACT_RELU && a < NN_ACT_IDENTITY) {
        NNI_TAIL(NNI_K(act_forward)(tail, tail, NNI_W, a, slope))
    }
    switch (a) {
    case NN_ACT_RELU:       NNI_MAP(NNI_K(relu)(x)); break;
    case NN_ACT_LEAKY_RELU: NNI_MAP_WHOLE(nniv_sel(nniv_lt(NNI_F(0.0f), x), x, nniv_mul(sl, x))) break;
    case NN_ACT_GELU:       NNI_MAP_WHOLE(NNI_K(gelu)(x)) break;
    case NN_ACT_GELU_TANH:  NNI_MAP_WHOLE(NNI_K(gelu_tanh)(x)) break;
    case NN_ACT_TANH:       NNI_MAP_WHOLE(NNI_K(tanh)(x)) break;
    case NN_ACT_SIGMOID:    NNI_MAP_WHOLE(NNI_K(sigmoid)(x)) break;
    case NN_ACT_SILU:       NNI_MAP_WHOLE(nniv_mul(x, NNI_K(sigmoid)(x))) break;
    case NN_ACT_DEFAULT: case NN_ACT_IDENTITY: if (y != xs) memmove(y, xs, n * sizeof *y); break;
    }
    (void)sl;
}
/* dx[i] = expr of g = dy[i] and x = saved[i] */
#define NNI_MAP2(expr)                                                                  \
    do {                                                                                \
        for (i = 0; i + NNI_W <= n; i += NNI_W) {                                       \
            const nniv g = nniv_load(dy + i), x = nniv_load(saved + i);                 \
            nniv_store(dx + i, expr);                                                   \
        }                                                                               \
        if (i < n) {                                                                    \
            const nniv g = nniv_loadn(dy + i, n - i), x = nniv_loadn(saved + i, n - i); \
            nniv_storen(dx + i, expr, n - i);                                           \
        }                                                                               \
    } while (0)
NNI_KF void NNI_K(act_backward)(float *dx, const float *dy, const float *saved, size_t n, nn_act a,
                                float slope)
{
    size_t i;
    nniv sl = nniv_set(slope < 0.0f || slope > 0.0f ? slope : 0.01f);
    switch (a) {
    case NN_ACT_RELU:       NNI_MAP2(nniv_sel(nniv_le(x, NNI_F(0.0f)), NNI_F(0.0f), g)); break;
    case NN_ACT_LEAKY_RELU: NNI_MAP2(nniv_sel(nniv_lt(NNI_F(0.0f), x), g, nniv_mul(sl, g))); break;
    case NN_ACT_GELU:
        NNI_MAP2(nniv_mul(g,
            NNI_K(dgelu)(x, nniv_add(NNI_F(1.0f), NNI_K(erf)(nniv_mul(x, NNI_F(0.707106781f)))))));
        break;
    case NN_ACT_GELU_TANH:
        NNI_MAP2(nniv_mul(g, NNI_K(dgelu_tanh)(x, NNI_K(tanh)(nniv_mul(NNI_F(0.797884561f),
                                                      nniv_fma(NNI_F(0.044715f),
                                                               nniv_mul(nniv_mul(x, x), x), x))))));
        break;
    /* 1 - y^2 */
    case NN_ACT_TANH:
        NNI_MAP2(nniv_mul(g, nniv_fma(nniv_sub(NNI_F(0.0f), x), x, NNI_F(1.0f))));
        break;
    /* y (1 - y) */
    case NN_ACT_SIGMOID:    NNI_MAP2(nniv_mul(g, nniv_mul(nniv_sub(NNI_F(1.0f), x), x))); break;
    case NN_ACT_SILU:       NNI_MAP2(nniv_mul(g, NNI_K(dsilu)(x, NNI_K(sigmoid)(x)))); break;
    case NN_ACT_DEFAULT: case NN_ACT_IDENTITY: if (dx != dy) memmove(dx, dy, n * sizeof *dx); break;
    }
    (void)sl;
}
/* gelu, gelu_tanh and silu in training: the erf (plus 1), tanh or sigmoid that forward computes is
 * kept for backward. The same operations as above, so the same bits. n is a multiple of 16. */
#define NNI_KEEP(h, expr)                        \
    for (i = 0; i < n; i += NNI_W) {             \
        const nniv x = nniv_load(xs + i), k = h; \
        nniv_store(keep + i, k);                 \
        nniv_store(y + i, expr);                 \
    }
NNI_KF void NNI_K(act_keep)(float *y, float *keep, const float *xs, size_t n, nn_act a)
{
    size_t i;
    if (a == NN_ACT_GELU)
        NNI_KEEP(nniv_add(NNI_F(1.0f), NNI_K(erf)(nniv_mul(x, NNI_F(0.707106781f)))),
                 nniv_mul(nniv_mul(x, NNI_F(0.5f)), k))
    else if (a == NN_ACT_SILU) NNI_KEEP(NNI_K(sigmoid)(x), nniv_mul(x, k))
    else
        NNI_KEEP(NNI_K(tanh)(nniv_mul(NNI_F(0.797884561f),
                                      nniv_fma(NNI_F(0.044715f), nniv_mul(nniv_mul(x, x), x), x))),
                 nniv_mul(nniv_mul(x, NNI_F(0.5f)), nniv_add(NNI_F(1.0f), k)))
}
#undef NNI_KEEP
#define NNI_KEPT(expr)                                                                    \
    for (i = 0; i < n; i += NNI_W) {                                                      \
        const nniv x = nniv_load(xs + i), k = nniv_load(keep + i), g = nniv_load(dy + i); \
        nniv_store(dx + i, nniv_mul(g, expr));                                            \
    }
NNI_KF void NNI_K(act_kept)(float *dx, const float *dy, const float *xs, const float *keep,
                            size_t n, nn_act a)
{
    size_t i;
    if (a == NN_ACT_GELU) NNI_KEPT(NNI_K(dgelu)(x, k))
    else if (a == NN_ACT_SILU) NNI_KEPT(NNI_K(dsilu)(x, k))
    else NNI_KEPT(NNI_K(dgelu_tanh)(x, k))
}
#undef NNI_KEPT
/* One step of one vector of weights; m and v come and go in registers. docs/numerics.md,
 * PyTorch 2.x: where its kernels contract a product and a sum, fma stands here. */
NNI_KI nniv NNI_K(sgd)(const nn_update *u, nniv p, nniv *m, nniv g)
{
    if (u->has_decay) g = nniv_fma(nniv_set(u->weight_decay), p, g);
    if (u->has_momentum) {
        *m = u->first ? g : nniv_fma(nniv_set(u->one_minus_damp), g, nniv_mul(*m, nniv_set(u->momentum)));
        g = u->nesterov ? nniv_fma(nniv_set(u->momentum), *m, g) : *m;
    }
    return nniv_fma(nniv_set(-u->lr), g, p);
}
/* m.lerp_(g, 1 - beta1), v.mul_(beta2).addcmul_(g, g, 1 - beta2) */
NNI_KI void NNI_K(two_moments)(const nn_update *u, nniv *m, nniv *v, nniv g)
{
    const nniv d = nniv_sub(g, *m);
    *m = u->one_minus_beta1 < 0.5f ?
             nniv_fma(nniv_set(u->one_minus_beta1), d, *m) :
             nniv_fma(nniv_sub(NNI_F(0.0f), d), nniv_set(1.0f - u->one_minus_beta1), g);
    *v = nniv_fma(nniv_mul(nniv_set(u->one_minus_beta2), g), g, nniv_mul(*v, nniv_set(u->beta2)));
}
/* most: NULL, or (amsgrad) the largest v so far of these n weights */
NNI_KI nniv NNI_K(adam)(const nn_update *u, nniv p, nniv *m, nniv *v, nniv g, float *most, size_t n)
{
    nniv d, q;
    if (u->has_decay) {
        if (u->kind == NN_OPT_ADAMW) p = nniv_mul(p, nniv_set(u->decay_factor));
        else g = nniv_fma(nniv_set(u->weight_decay), p, g);
    }
    NNI_K(two_moments)(u, m, v, g);
    d = *v;
    if (most) {
        q = n < NNI_W ? nniv_loadn(most, n) : nniv_load(most);
        d = nniv_sel(nniv_lt(q, d), d, q);
        if (n < NNI_W) nniv_storen(most, d, n);
        else nniv_store(most, d);
    }
    /* sqrt(v) / sqrt_bc2, correctly rounded without a division (Markstein 1990): y = RN(1/b), q = a y,
     * q + (a - q b) y. The remainder is exact, since the root of a float is never below 2^-75. (v = inf
     * gives NaN, where a division gives inf.) */
    d = nniv_sqrt(d);
    q = nniv_mul(d, nniv_set(u->inv_bc2));
    d = nniv_fma(nniv_fma(nniv_sub(NNI_F(0.0f), q), nniv_set(u->sqrt_bc2), d), nniv_set(u->inv_bc2), q);
    d = nniv_add(d, nniv_set(u->eps));
    return nniv_add(p, nniv_div(nniv_mul(nniv_set(u->neg_step), *m), d));
}
NNI_KI nniv NNI_K(nadam)(const nn_update *u, nniv p, nniv *m, nniv *v, nniv g)
{
    nniv d;
    if (u->has_decay) g = nniv_fma(nniv_set(u->weight_decay), p, g);
    NNI_K(two_moments)(u, m, v, g);
    d = nniv_add(nniv_sqrt(nniv_div(*v, nniv_set(u->bc2))), nniv_set(u->eps));
    p = nniv_add(p, nniv_div(nniv_mul(nniv_set(u->neg_grad), g), d));
    return nniv_add(p, nniv_div(nniv_mul(nniv_set(u->neg_step), *m), d));
}
/* c = b1 m + (1 - b1) g;  p = p (1 - lr wd) - lr sign(c), sign(NaN) = NaN;  m = b2 m + (1 - b2) g */
NNI_KI nniv NNI_K(lion)(const nn_update *u, nniv p, nniv *m, nniv g)
{
    const nniv zero = NNI_F(0.0f), lr = nniv_set(u->lr);
    nniv c = nniv_fma(nniv_set(u->one_minus_beta1), g, nniv_mul(*m, nniv_set(u->beta1)));
    c = nniv_sel(nniv_lt(zero, c), nniv_sub(zero, lr), nniv_sel(nniv_lt(c, zero), lr, c));
    if (u->has_decay) p = nniv_mul(p, nniv_set(u->decay_factor));
    *m = nniv_fma(nniv_set(u->one_minus_beta2), g, nniv_mul(*m, nniv_set(u->beta2)));
    return nniv_add(p, c);
}
NNI_KI nniv NNI_K(rmsprop)(const nn_update *u, nniv p, nniv *m, nniv *v, nniv g)
{
    nniv d;
    if (u->has_decay) g = nniv_fma(nniv_set(u->weight_decay), p, g);
    *v = nniv_fma(nniv_mul(nniv_set(u->one_minus_beta2), g), g, nniv_mul(*v, nniv_set(u->beta2)));
    d = nniv_add(nniv_sqrt(*v), nniv_set(u->eps));
    if (u->has_momentum) {
        *m = nniv_add(nniv_mul(*m, nniv_set(u->momentum)), nniv_div(g, d));
        return nniv_fma(nniv_set(-u->lr), *m, p);
    }
    return nniv_add(p, nniv_div(nniv_mul(nniv_set(-u->lr), g), d));
}
#define NNI_STEP1(expr, with_m, with_v, LD, ST)                                                    \
    nniv g = LD(gs + i), p = LD(ps + i), m = NNI_F(0.0f), v = NNI_F(0.0f);                          \
    if (with_m) m = LD(ms + i);                                                                     \
    if (with_v) v = LD(vs + i);                                                                     \
    p = expr;                                                                                       \
    ST(ps + i, p);                                                                                  \
    if (with_m) ST(ms + i, m);                                                                      \
    if (with_v) ST(vs + i, v);
#define NNI_LDN(at) nniv_loadn(at, n - i)
#define NNI_STN(at, x) nniv_storen(at, x, n - i)
#define NNI_STEP(expr, with_m, with_v)                                                              \
    for (; rows; rows--, ps += ld, (with_m ? (void)(ms += ld) : (void)0),                           \
                 (with_v ? (void)(vs += ld) : (void)0), gs += ldg) {                                \
        for (i = 0; i + NNI_W <= n; i += NNI_W) {                                                   \
            NNI_STEP1(expr, with_m, with_v, nniv_load, nniv_store)                                  \
        }                                                                                           \
        if (i < n) { NNI_STEP1(expr, with_m, with_v, NNI_LDN, NNI_STN) }                            \
    }
/* rows x n weights and moments, ld apart; gradients ldg apart */
NNI_KF void NNI_K(update)(const nn_update *up, float *ps, float *ms, float *vs, size_t ld,
                          const float *gs, size_t ldg, size_t rows, size_t n)
{
    const nn_update copy = *up, *u = &copy;                    /* a copy: no store below can change it */
    size_t i;
    switch (u->kind) {                                         /* one row per optimizer */
    case NN_OPT_SGD:
        if (u->has_momentum) NNI_STEP(NNI_K(sgd)(u, p, &m, g), 1, 0)
        else NNI_STEP(NNI_K(sgd)(u, p, &m, g), 0, 0)
        break;
    case NN_OPT_RMSPROP:
        if (u->has_momentum) NNI_STEP(NNI_K(rmsprop)(u, p, &m, &v, g), 1, 1)
        else NNI_STEP(NNI_K(rmsprop)(u, p, &m, &v, g), 0, 1)
        break;
    case NN_OPT_NADAM: NNI_STEP(NNI_K(nadam)(u, p, &m, &v, g), 1, 1) break;
    case NN_OPT_LION: NNI_STEP(NNI_K(lion)(u, p, &m, g), 1, 0) break;
    case NN_OPT_DEFAULT: case NN_OPT_ADAM: case NN_OPT_ADAMW:
        if (u->amsgrad) NNI_STEP(NNI_K(adam)(u, p, &m, &v, g, vs + i + u->amsgrad, n - i), 1, 1)
        else NNI_STEP(NNI_K(adam)(u, p, &m, &v, g, NULL, 0), 1, 1)
        break;
    }
}

/* Reductions, docs/numerics.md: 16 virtual lanes in 16 / W vectors, blocks of 4,096, tree 8-4-2-1. */
#define NNI_LANES (16 / NNI_W)
NNI_KI float NNI_K(tree)(const nniv *acc)
{
    float l[16];
    int i, h;
    for (i = 0; i < NNI_LANES; i++) nniv_store(l + i * NNI_W, acc[i]);
    for (h = 8; h; h /= 2) for (i = 0; i < h; i++) l[i] = l[i] + l[i + h];
    return l[0];
}
#define NNI_REDUCE(full, part)                                             \
    do {                                                                   \
        for (at = 0; at < n; at += 4096) {                                 \
            size_t end = n - at < 4096 ? n : at + 4096, i = at;            \
            int j;                                                         \
            nniv acc[NNI_LANES];                                           \
            for (j = 0; j < NNI_LANES; j++) acc[j] = NNI_F(0.0f);          \
            for (; i + 16 <= end; i += 16)                                 \
                for (j = 0; j < NNI_LANES; j++) {                          \
                    const size_t o = i + (size_t)j * NNI_W;                \
                    acc[j] = full;                                         \
                }                                                          \
            for (j = 0; i < end; j++, i += NNI_W) {                        \
                const size_t o = i, c = end - i < NNI_W ? end - i : NNI_W; \
                acc[j] = part;                                             \
                (void)c;                                                   \
            }                                                              \
            total = total + NNI_K(tree)(acc);                              \
        }                                                                  \
    } while (0)
NNI_KF float NNI_K(sum)(const float *x, size_t n)
{
    float total = 0.0f;
    size_t at;
    NNI_REDUCE(nniv_add(acc[j], nniv_load(x + o)), nniv_add(acc[j], nniv_loadn(x + o, c)));
    return total;
}
NNI_KF float NNI_K(dot)(const float *x, const float *y, size_t n)
{
    float total = 0.0f;
    size_t at;
    NNI_REDUCE(nniv_fma(nniv_load(x + o), nniv_load(y + o), acc[j]),
               nniv_fma(nniv_loadn(x + o, c), nniv_loadn(y + o, c), acc[j]));
    return total;
}
/* The square of a float is exact in double, so that fma and two operations are the same. */
NNI_KF double NNI_K(sumsq)(const float *x, size_t n)
{
    double total = 0.0;
    size_t at;
    for (at = 0; at < n; at += 4096) {
        size_t end = n - at < 4096 ? n : at + 4096, i = at;
        double l[16] = { 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0 };
        int j, h;
        for (; i + 16 <= end; i += 16)
            for (j = 0; j < 16; j++) l[j] += (double)x[i + (size_t)j] * (double)x[i + (size_t)j];
        for (j = 0; i < end; j++, i++) l[j] += (double)x[i] * (double)x[i];
        for (h = 8; h; h /= 2) for (j = 0; j < h; j++) l[j] = l[j] + l[j + h];
        total = total + l[0];
    }
    return total;
}
NNI_KF void NNI_K(colsum)(float *out, const float *x, size_t rows, size_t cols, size_t ldx, int accumulate)
{
    size_t i, j;
    for (j = 0; j + NNI_W <= cols; j += NNI_W) {
        nniv a = accumulate ? nniv_load(out + j) : NNI_F(0.0f);
        for (i = 0; i < rows; i++) a = nniv_add(a, nniv_load(x + i * ldx + j));
        nniv_store(out + j, a);
    }
    if (j < cols) {
        nniv a = accumulate ? nniv_loadn(out + j, cols - j) : NNI_F(0.0f);
        for (i = 0; i < rows; i++) a = nniv_add(a, nniv_loadn(x + i * ldx + j, cols - j));
        nniv_storen(out + j, a, cols - j);
    }
}
/* Binary cross-entropy of logits x, targets t, positive weights q (NULL = 1): losses into l,
 * gradients times f into dz (NULL = not wanted).
 *   l = b log(1 + exp -|x|) + (x > 0 ? (1 - t) x : -x q t), b = 1 + (q - 1) t   so: dx = s(x) b - q t
 * log(1 + e) = log(u) e / (u - 1), u = 1 + e rounded, keeps the digits of a small e; nothing large
 * cancels. */
NNI_KI nniv NNI_K(bce1)(nniv *d, nniv x, nniv t, nniv q, nniv f)
{
    const nnim pos = nniv_lt(NNI_F(0.0f), x);
    nniv e = NNI_K(exp)(nniv_sel(pos, nniv_sub(NNI_F(0.0f), x), x)), u = nniv_add(NNI_F(1.0f), e),
         r = nniv_sub(u, NNI_F(1.0f));
    nniv ln = nniv_sel(nniv_lt(NNI_F(0.0f), r), nniv_mul(NNI_K(log)(u), nniv_div(e, r)), e);
    nniv qt = nniv_mul(q, t), b = nniv_add(NNI_F(1.0f), nniv_mul(nniv_sub(q, NNI_F(1.0f)), t));
    /* NaN stays NaN, Inf shows */
    ln = nniv_sel(nniv_le(nniv_sub(x, x), NNI_F(0.0f)), ln, x);
    *d = nniv_mul(nniv_sub(nniv_mul(nniv_div(nniv_sel(pos, NNI_F(1.0f), e), u), b), qt), f);
    return nniv_add(nniv_mul(b, ln), nniv_sel(pos, nniv_mul(nniv_sub(NNI_F(1.0f), t), x),
                                              nniv_mul(nniv_sub(NNI_F(0.0f), x), qt)));
}
NNI_KF void NNI_K(bce)(float *l, float *dz, const float *z, const float *t, const float *q, float f,
                       size_t n)
{
    const nniv fs = nniv_set(f);
    size_t i;
    nniv d;
    for (i = 0; i + NNI_W <= n; i += NNI_W) {
        nniv_store(l + i, NNI_K(bce1)(&d, nniv_load(z + i), nniv_load(t + i),
                                      q ? nniv_load(q + i) : NNI_F(1.0f), fs));
        if (dz) nniv_store(dz + i, d);
    }
    if (i < n) {
        nniv_storen(l + i, NNI_K(bce1)(&d, nniv_loadn(z + i, n - i), nniv_loadn(t + i, n - i),
                                q ? nniv_loadn(q + i, n - i) : NNI_F(1.0f), fs),
                    n - i);
        if (dz) nniv_storen(dz + i, d, n - i);
    }
}
/* t[r][x] = relu?(t[r][x] + bias[r]): rows x n, ld apart; n is a multiple of 16 (small nets of
 * nn_mlp.h keep features as rows) */
NNI_KF void NNI_K(bias)(float *t, size_t ld, const float *bias, size_t rows, size_t n, int relu)
{
    size_t r, x;
    for (r = 0; r < rows; r++, t += ld) {
        const nniv b = nniv_set(bias[r]);
        if (relu)
            for (x = 0; x < n; x += NNI_W)
                nniv_store(t + x, NNI_K(relu)(nniv_add(nniv_load(t + x), b)));
        else      for (x = 0; x < n; x += NNI_W) nniv_store(t + x, nniv_add(nniv_load(t + x), b));
    }
}
/* t[r][x] = relu?(t[r][x] + bias[x]): the same where outputs are columns (packed models) */
NNI_KF void NNI_K(bias_cols)(float *t, size_t ld, const float *bias, size_t rows, size_t n, int relu)
{
    size_t r, x;
    for (r = 0; r < rows; r++, t += ld)
        for (x = 0; x < n; x += NNI_W) {
            const nniv v = nniv_add(nniv_load(t + x), nniv_load(bias + x));
            nniv_store(t + x, relu ? NNI_K(relu)(v) : v);
        }
}
/* Token rows against a table [length vocab, cols], for nn_mlp.h: z[i] = sum over p of table[p vocab
 * + tok(i,p)], p ascending, + bias; and the way back: table[p vocab + tok(i,p)] += dz[i], i
 * ascending. The one-hot's chains with their exact
 *   zeros left out. */
NNI_KF void NNI_K(gather)(float *z, const float *table, const int32_t *tok, const float *bias,
                          size_t n, size_t length, size_t vocab, size_t cols)
{
    size_t i, j, p;
    for (i = 0; i < n; i++, tok += length, z += cols) {
        for (j = 0; j + NNI_W <= cols; j += NNI_W) {
            nniv a = NNI_F(0.0f);
            for (p = 0; p < length; p++)
                a = nniv_add(a, nniv_load(table + (p * vocab + (size_t)tok[p]) * cols + j));
            nniv_store(z + j, nniv_add(a, nniv_load(bias + j)));
        }
        if (j < cols) {
            nniv a = NNI_F(0.0f);
            for (p = 0; p < length; p++)
                a = nniv_add(a,
                             nniv_loadn(table + (p * vocab + (size_t)tok[p]) * cols + j, cols - j));
            nniv_storen(z + j, nniv_add(a, nniv_loadn(bias + j, cols - j)), cols - j);
        }
    }
}
NNI_KF void NNI_K(scatter)(float *table, const int32_t *tok, const float *dz, size_t n,
                           size_t length, size_t vocab, size_t cols)
{
    size_t i, j, p;
    for (i = 0; i < n; i++, tok += length, dz += cols) {
        for (j = 0; j + NNI_W <= cols; j += NNI_W) {
            nniv d = nniv_load(dz + j);
            for (p = 0; p < length; p++) {
                float *to = table + (p * vocab + (size_t)tok[p]) * cols + j;
                nniv_store(to, nniv_add(nniv_load(to), d));
            }
        }
        if (j < cols) {
            nniv d = nniv_loadn(dz + j, cols - j);
            for (p = 0; p < length; p++) {
                float *to = table + (p * vocab + (size_t)tok[p]) * cols + j;
                nniv_storen(to, nniv_add(nniv_loadn(to, cols - j), d), cols - j);
            }
        }
    }
}

/* ---- draws: Philox, Box-Muller, MT19937, the polar method, NNI_D doubles at a time. The
 * operations are those of nn_log, nn_sincos, nni_philox, one for one and in their order, so that
 * the bits are theirs; tables come as arguments because they stand further down than this text.
 * ---- */
#if NNI_PASS == 1
#define NNI_D 1
#define nnid double
#define nniq uint64_t
#define nnii_load(p) (*(p))
#define nnii_store(p, v) (void)(*(p) = (v))
#define nnii_xor(a, b) ((a) ^ (b))
#define nnid_set(x) (x)
#define nnid_load(p) (*(p))
#define nnid_store(p, v) (void)(*(p) = (v))
#define nnid_add(a, b) ((a) + (b))
#define nnid_sub(a, b) ((a) - (b))
#define nnid_mul(a, b) ((a) * (b))
#define nnid_div(a, b) ((a) / (b))
#define nnid_sqrt(a) nni_sqrt(a)
#define nnid_trunc(a) ((double)(int)(a))
#define nnid_where(a, b, x) ((a) >= (b) ? (x) : 0.0)      /* a >= b ? x : 0 */
#define nniq_set(x) (x)
#define nniq_bits(v) nni_d2u(v)
#define nniq_from(q) nni_u2d(q)
#define nniq_add(a, b) ((a) + (b))
#define nniq_sub(a, b) ((a) - (b))
#define nniq_and(a, b) ((a) & (b))
#define nniq_or(a, b) ((a) | (b))
#define nniq_xor(a, b) ((a) ^ (b))
#define nniq_shl(a, n) ((a) << (n))
#define nniq_shr(a, n) ((a) >> (n))
#define nniq_mul(a, b) (((a) & 0xffffffff) * ((b) & 0xffffffff))      /* of the low halves */
#define nniq_iota() ((uint64_t)0)
#define nnid_gather(t, i) nni_u2d((t)[i])
/* words p: a's lane, its low half first, b's lane, a's next ...; and the way back; zip does so with
 * doubles */
NNI_KI void NNI_K(unzipw)(nniq *a, nniq *b, const uint32_t *p)
{
    *a = p[0] | (uint64_t)p[1] << 32;
    *b = p[2] | (uint64_t)p[3] << 32;
}
NNI_KI void NNI_K(zipw)(uint32_t *p, nniq a, nniq b)
{
    p[0] = (uint32_t)a;
    p[1] = (uint32_t)(a >> 32);
    p[2] = (uint32_t)b;
    p[3] = (uint32_t)(b >> 32);
}
NNI_KI void NNI_K(zip)(double *p, nnid a, nnid b) { p[0] = a; p[1] = b; }
#elif NNI_PASS == 2
#define NNI_D 4
#define nniq __m256i
#define nnii_load(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define nnii_store(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define nnii_xor(a, b) _mm256_xor_si256(a, b)
#define nnid_add(a, b) _mm256_add_pd(a, b)
#define nnid_sub(a, b) _mm256_sub_pd(a, b)
#define nnid_mul(a, b) _mm256_mul_pd(a, b)
#define nnid_div(a, b) _mm256_div_pd(a, b)
#define nnid_sqrt(a) _mm256_sqrt_pd(a)
#define nnid_trunc(a) _mm256_round_pd(a, 3 | 8)
#define nnid_where(a, b, x) _mm256_and_pd(_mm256_cmp_pd(a, b, _CMP_GE_OQ), x)
#define nniq_set(x) _mm256_set1_epi64x((long long)(x))
#define nniq_bits(v) _mm256_castpd_si256(v)
#define nniq_from(q) _mm256_castsi256_pd(q)
#define nniq_add(a, b) _mm256_add_epi64(a, b)
#define nniq_sub(a, b) _mm256_sub_epi64(a, b)
#define nniq_and(a, b) _mm256_and_si256(a, b)
#define nniq_or(a, b) _mm256_or_si256(a, b)
#define nniq_xor(a, b) _mm256_xor_si256(a, b)
#define nniq_shl(a, n) _mm256_slli_epi64(a, n)
#define nniq_shr(a, n) _mm256_srli_epi64(a, n)
#define nniq_mul(a, b) _mm256_mul_epu32(a, b)
#define nniq_iota() _mm256_setr_epi64x(0, 1, 2, 3)
#define nniq_ofi(i) (i)
#define nnii_ofq(q) (q)
#define nnid_gather(t, i) _mm256_i64gather_pd((const double *)(const void *)(t), i, 8)
NNI_KI void NNI_K(unzip)(nnid *a, nnid *b, const void *p)
{
    nnid x = _mm256_loadu_pd((const double *)p), y = _mm256_loadu_pd((const double *)p + 4);
    *a = _mm256_permute4x64_pd(_mm256_unpacklo_pd(x, y), 0xD8);
    *b = _mm256_permute4x64_pd(_mm256_unpackhi_pd(x, y), 0xD8);
}
NNI_KI void NNI_K(zip)(void *p, nnid a, nnid b)
{
    a = _mm256_permute4x64_pd(a, 0xD8);
    b = _mm256_permute4x64_pd(b, 0xD8);
    _mm256_storeu_pd((double *)p, _mm256_unpacklo_pd(a, b));
    _mm256_storeu_pd((double *)p + 4, _mm256_unpackhi_pd(a, b));
}
#elif NNI_PASS == 3
#define NNI_D 8
#define nniq __m512i
#define nnii_load(p) _mm512_loadu_si512((const void *)(p))
#define nnii_store(p, v) _mm512_storeu_si512((void *)(p), v)
#define nnii_xor(a, b) _mm512_xor_si512(a, b)
#define nnid_add(a, b) _mm512_add_pd(a, b)
#define nnid_sub(a, b) _mm512_sub_pd(a, b)
#define nnid_mul(a, b) _mm512_mul_pd(a, b)
#define nnid_div(a, b) _mm512_div_pd(a, b)
#define nnid_sqrt(a) _mm512_maskz_sqrt_pd(0xFF, a)
#define nnid_trunc(a) _mm512_maskz_cvtepi32_pd(0xFF, _mm512_maskz_cvttpd_epi32(0xFF, a))
#define nnid_where(a, b, x) _mm512_maskz_mov_pd(_mm512_cmple_pd_mask(b, a), x)
#define nniq_set(x) _mm512_set1_epi64((long long)(x))
#define nniq_bits(v) _mm512_castpd_si512(v)
#define nniq_from(q) _mm512_castsi512_pd(q)
#define nniq_add(a, b) _mm512_add_epi64(a, b)
#define nniq_sub(a, b) _mm512_sub_epi64(a, b)
#define nniq_and(a, b) _mm512_and_si512(a, b)
#define nniq_or(a, b) _mm512_or_si512(a, b)
#define nniq_xor(a, b) _mm512_xor_si512(a, b)
#define nniq_shl(a, n) _mm512_maskz_slli_epi64(0xFF, a, n)
#define nniq_shr(a, n) _mm512_maskz_srli_epi64(0xFF, a, n)
#define nniq_mul(a, b) _mm512_maskz_mul_epu32(0xFF, a, b)
#define nniq_iota() _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0)
#define nniq_ofi(i) (i)
#define nnii_ofq(q) (q)
/* by way of memory (and above a comparison by name, a truncation through int32): without -O gcc's
 * forms with an immediate are macros that hand 0xFF to a char, which -Wsign-conversion refuses in
 * the user's own build; and g++ warns of the plain casts' undefined halves */
NNI_KI nnid NNI_K(gather8)(const uint64_t *t, nniq i)
{
    uint64_t at[8], v[8];
    int k;
    _mm512_storeu_si512((void *)at, i);
    for (k = 0; k < 8; k++) v[k] = t[at[k]];
    return _mm512_castsi512_pd(_mm512_loadu_si512((const void *)v));
}
#define nnid_gather(t, i) NNI_K(gather8)(t, i)
NNI_KI void NNI_K(unzip)(nnid *a, nnid *b, const void *p)
{
    nnid x = _mm512_loadu_pd(p), y = _mm512_loadu_pd((const double *)p + 8);
    *a = _mm512_permutex2var_pd(x, _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0), y);
    *b = _mm512_permutex2var_pd(x, _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1), y);
}
NNI_KI void NNI_K(zip)(void *p, nnid a, nnid b)
{
    _mm512_storeu_pd(p, _mm512_permutex2var_pd(a, _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), b));
    _mm512_storeu_pd((double *)p + 8,
                     _mm512_permutex2var_pd(a, _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4), b));
}
#else
#define NNI_D 2
#define nniq uint64x2_t
#define nnii_load(p) vld1q_u32(p)
#define nnii_store(p, v) vst1q_u32(p, v)
#define nnii_xor(a, b) veorq_u32(a, b)
#define nnid_add(a, b) vaddq_f64(a, b)
#define nnid_sub(a, b) vsubq_f64(a, b)
#define nnid_mul(a, b) vmulq_f64(a, b)
#define nnid_div(a, b) vdivq_f64(a, b)
#define nnid_sqrt(a) vsqrtq_f64(a)
#define nnid_trunc(a) vrndq_f64(a)
#define nnid_where(a, b, x) vreinterpretq_f64_u64(vandq_u64(vcgeq_f64(a, b), vreinterpretq_u64_f64(x)))
#define nniq_set(x) vdupq_n_u64(x)
#define nniq_bits(v) vreinterpretq_u64_f64(v)
#define nniq_from(q) vreinterpretq_f64_u64(q)
#define nniq_add(a, b) vaddq_u64(a, b)
#define nniq_sub(a, b) vsubq_u64(a, b)
#define nniq_and(a, b) vandq_u64(a, b)
#define nniq_or(a, b) vorrq_u64(a, b)
#define nniq_xor(a, b) veorq_u64(a, b)
#define nniq_shl(a, n) vshlq_n_u64(a, n)
#define nniq_shr(a, n) vshrq_n_u64(a, n)
#define nniq_mul(a, b) vmull_u32(vmovn_u64(a), vmovn_u64(b))
#define nniq_iota() vcombine_u64(vcreate_u64(0), vcreate_u64(1))
#define nniq_ofi(i) vreinterpretq_u64_u32(i)
#define nnii_ofq(q) vreinterpretq_u32_u64(q)
#define nnid_gather(t, i)                                                      \
    vreinterpretq_f64_u64(vcombine_u64(vcreate_u64((t)[vgetq_lane_u64(i, 0)]), \
                                       vcreate_u64((t)[vgetq_lane_u64(i, 1)])))
NNI_KI void NNI_K(unzip)(nnid *a, nnid *b, const void *p)
{
    nnid x = vreinterpretq_f64_u8(vld1q_u8((const uint8_t *)p)),
         y = vreinterpretq_f64_u8(vld1q_u8((const uint8_t *)p + 16));
    *a = vuzp1q_f64(x, y);
    *b = vuzp2q_f64(x, y);
}
NNI_KI void NNI_K(zip)(void *p, nnid a, nnid b)
{
    vst1q_u8((uint8_t *)p, vreinterpretq_u8_f64(vzip1q_f64(a, b)));
    vst1q_u8((uint8_t *)p + 16, vreinterpretq_u8_f64(vzip2q_f64(a, b)));
}
#endif
#if NNI_PASS != 1
NNI_KI void NNI_K(unzipw)(nniq *a, nniq *b, const uint32_t *p)
{
    nnid x, y;
    NNI_K(unzip)(&x, &y, p);
    *a = nniq_bits(x);
    *b = nniq_bits(y);
}
NNI_KI void NNI_K(zipw)(uint32_t *p, nniq a, nniq b) { NNI_K(zip)(p, nniq_from(a), nniq_from(b)); }
#endif
#define NNI_G(x) nnid_set(x)
/* a table of up to 16 rows of four doubles: column c of row j */
#if NNI_PASS == 3
typedef struct NNI_K(rows4) { nnid lo[4], hi[4]; } NNI_K(rows4);
NNI_KI void NNI_K(rows4_make)(NNI_K(rows4) *q, const uint64_t *tab, size_t rows)
{
    double t[4][16] = { { 0 } };
    size_t i, c;
    for (i = 0; i < rows; i++) for (c = 0; c < 4; c++) t[c][i] = nni_u2d(tab[4 * i + c]);
    for (c = 0; c < 4; c++) { q->lo[c] = nnid_load(t[c]); q->hi[c] = nnid_load(t[c] + 8); }
}
#define nnid_row4(q, c, j) _mm512_permutex2var_pd((q)->lo[c], j, (q)->hi[c])
/* a table of rows of three doubles, loaded as four: columns 0, 1, 2 of rows i */
NNI_KI void NNI_K(rows3)(const uint64_t *tab, nniq i, nnid *c0, nnid *c1, nnid *c2)
{
    const nniq even = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0),
               odd = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
    const double *t = (const double *)(const void *)tab;
    uint64_t at[8];
    nnid a, b, c, d, e;
    nnii_store(at, nniq_add(i, nniq_add(i, i)));
#define NNI_ROWS(j)                                                                             \
    _mm512_mask_broadcast_f64x4(_mm512_maskz_broadcast_f64x4(0xFF, _mm256_loadu_pd(t + at[j])), \
                                0xF0, _mm256_loadu_pd(t + at[(j) + 4]))
    a = NNI_ROWS(0);
    b = NNI_ROWS(1);
    c = NNI_ROWS(2);
    d = NNI_ROWS(3);
#undef NNI_ROWS
    e = _mm512_maskz_unpacklo_pd(0xFF, a, b);
    *c1 = _mm512_permutex2var_pd(_mm512_maskz_unpackhi_pd(0xFF, a, b), even,
                                 _mm512_maskz_unpackhi_pd(0xFF, c, d));
    c = _mm512_maskz_unpacklo_pd(0xFF, c, d);
    *c0 = _mm512_permutex2var_pd(e, even, c);
    *c2 = _mm512_permutex2var_pd(e, odd, c);
}
#else
NNI_KI void NNI_K(rows3)(const uint64_t *tab, nniq i, nnid *c0, nnid *c1, nnid *c2)
{
    const nniq t = nniq_add(i, nniq_add(i, i));
    *c0 = nnid_gather(tab, t);
    *c1 = nnid_gather(tab + 1, t);
    *c2 = nnid_gather(tab + 2, t);
}
typedef struct NNI_K(rows4) { const uint64_t *tab; } NNI_K(rows4);
NNI_KI void NNI_K(rows4_make)(NNI_K(rows4) * q, const uint64_t *tab, size_t rows)
{
    (void)rows;
    q->tab = tab;
}
#define nnid_row4(q, c, j) nnid_gather((q)->tab + (c), nniq_shl(j, 2))
#endif
/* an integer below 2^32 (the low half of a lane) as a double: it becomes the mantissa of 2^52 + it */
NNI_KI nnid NNI_K(low32)(nniq i)
{
    return nnid_sub(nniq_from(nniq_or(nniq_and(i, nniq_set(UINT64_C(0xffffffff))),
                                      nniq_set(UINT64_C(0x4330000000000000)))),
                    NNI_G(4503599627370496.0));
}
/* nni_log_core(x, 0, 0, &lo, 0) + lo for normal x > 0, in two steps, each a loop of its caller: the
 * processor then sees several rounds of short chains at once, not half a round of a long one. First
 * w + r + c, up to the terms that log_join adds. */
NNI_KI void NNI_K(log_reduce)(nnid x, nnid *wo, nnid *ro, nnid *co, const uint64_t *tab)
{
    /* high: i >= 53 */
    nniq u = nniq_bits(x), i = nniq_and(nniq_shr(u, 45), nniq_set(127)),
         high = nniq_shr(nniq_add(i, nniq_set(75)), 7);
    nnid k = nnid_sub(NNI_K(low32)(nniq_add(nniq_shr(u, 52), high)), NNI_G(1023.0)), m, mh, inv, t1,
         t2, r, rl, rh;
    /* 1023 or 1022 */
    u = nniq_or(nniq_and(u, nniq_set(UINT64_C(0xfffffffffffff))),
                nniq_xor(nniq_set(UINT64_C(1023) << 52), nniq_shl(high, 52)));
    m = nniq_from(u);
    mh = nniq_from(nniq_and(u, nniq_set(UINT64_C(0xfffffffff8000000))));
    NNI_K(rows3)(tab, i, &inv, &t1, &t2);
    rh = nnid_sub(nnid_mul(mh, inv), NNI_G(1.0));
    rl = nnid_mul(nnid_sub(m, mh), inv);
    *ro = r = nnid_add(rh, rl);
    rl = nnid_sub(rl, nnid_sub(r, rh));
    *wo = nnid_add(nnid_mul(k, NNI_G(0.6931471805601177)), t1);
    *co = nnid_add(nnid_add(nnid_mul(k, NNI_G(-1.7239444525614835e-13)), t2), rl);
}
NNI_KI nnid NNI_K(log_join)(nnid w, nnid r, nnid c)
{
    const nnid s = nnid_add(w, r), e = nnid_sub(r, nnid_sub(s, w)), r2 = nnid_mul(r, r);
    nnid q = nnid_sub(nnid_add(NNI_G(-1.0 / 6.0), nnid_mul(r, NNI_G(1.0 / 7.0))),
                      nnid_mul(r2, NNI_G(0.125)));
    q = nnid_add(nnid_add(NNI_G(-0.25), nnid_mul(r, NNI_G(0.2))), nnid_mul(r2, q));
    q = nnid_mul(r2, nnid_add(nnid_mul(r, NNI_G(1.0 / 3.0)), nnid_mul(r2, q)));
    return nnid_add(s, nnid_add(e, nnid_add(nnid_sub(q, nnid_mul(NNI_G(0.5), r2)), c)));
}
/* nn_sincos for 0 <= x < 2048 (there n times the second part of pi/2 is exact, which saves nni_two_prod),
 * in three steps, as the logarithm: x = n pi/2 +- (j/16 + h + rl); way: n mod 4, j, sign. */
NNI_KI void NNI_K(sincos_reduce)(nnid x, nnid *ho, nnid *rlo, nniq *way)
{
    nnid n = nnid_add(nnid_mul(x, NNI_G(0.6366197723675814)), NNI_G(6755399441055744.0)), t, r, rl,
         e, a, b, jf;
    nniq q = nniq_bits(n), neg;
    n = nnid_sub(n, NNI_G(6755399441055744.0));
    t = nnid_sub(x, nnid_mul(n, NNI_G(1.5707963267341256)));
    b = nnid_mul(n, NNI_G(-6.077100506303966e-11));
    r = nnid_add(t, b);                                       /* nni_two_sum(t, b) */
    a = nnid_sub(r, t);
    e = nnid_add(nnid_sub(t, nnid_sub(r, a)), nnid_sub(b, a));
    b = nnid_sub(e, nnid_mul(n, NNI_G(2.0222662487959506e-21)));
    t = r;
    r = nnid_add(t, b);
    a = nnid_sub(r, t);
    rl = nnid_add(nnid_sub(t, nnid_sub(r, a)), nnid_sub(b, a));
    neg = nniq_and(nniq_bits(r), nniq_set(UINT64_C(1) << 63));
    r = nniq_from(nniq_xor(nniq_bits(r), neg));
    *rlo = nniq_from(nniq_xor(nniq_bits(rl), neg));
    jf = nnid_where(r, NNI_G(0.25), nnid_trunc(nnid_add(nnid_mul(r, NNI_G(16.0)), NNI_G(0.5))));
    *ho = nnid_sub(r, nnid_mul(jf, NNI_G(0.0625)));
    *way = nniq_or(nniq_or(neg, nniq_and(q, nniq_set(3))),
        nniq_shl(nniq_and(nniq_bits(nnid_add(jf, NNI_G(4503599627370496.0))), nniq_set(15)), 2));
}
/* sin(h + rl), cos(h + rl) - 1 */
NNI_KI void NNI_K(sincos_small)(nnid h, nnid rl, nnid *smo, nnid *cmo)
{
    nnid z = nnid_mul(h, h), sm, cm;
    sm = nnid_add(NNI_G(-1.0 / 39916800.0), nnid_mul(z, NNI_G(1.0 / 6227020800.0)));
    cm = nnid_add(NNI_G(-1.0 / 3628800.0), nnid_mul(z, NNI_G(1.0 / 479001600.0)));
    sm = nnid_add(NNI_G(1.0 / 362880.0), nnid_mul(z, sm));
    cm = nnid_add(NNI_G(1.0 / 40320.0), nnid_mul(z, cm));
    sm = nnid_add(NNI_G(-1.0 / 5040.0), nnid_mul(z, sm));
    cm = nnid_add(NNI_G(-1.0 / 720.0), nnid_mul(z, cm));
    sm = nnid_add(NNI_G(1.0 / 120.0), nnid_mul(z, sm));
    cm = nnid_add(NNI_G(1.0 / 24.0), nnid_mul(z, cm));
    sm = nnid_add(NNI_G(-1.0 / 6.0), nnid_mul(z, sm));
    cm = nnid_add(NNI_G(-0.5), nnid_mul(z, cm));
    sm = nnid_mul(h, nnid_mul(z, sm));
    cm = nnid_mul(z, cm);
    *smo = nnid_add(sm, nnid_mul(rl, nnid_add(NNI_G(1.0), cm)));
    *cmo = nnid_sub(cm, nnid_mul(h, rl));
}
NNI_KI void NNI_K(sincos_join)(nnid h, nnid sm, nnid cm, nniq way, nnid *so, nnid *co,
                               const NNI_K(rows4) * tab)
{
    const nniq j = nniq_and(nniq_shr(way, 2), nniq_set(15)),
               neg = nniq_and(way, nniq_set(UINT64_C(1) << 63));
    const nnid sh = nnid_row4(tab, 0, j), ch = nnid_row4(tab, 2, j);
    nnid sn = nnid_add(sh, nnid_add(nnid_add(nnid_mul(ch, h), nnid_row4(tab, 1, j)),
                                    nnid_add(nnid_mul(sh, cm), nnid_mul(ch, sm))));
    nnid cs = nnid_add(ch, nnid_add(nnid_sub(nnid_row4(tab, 3, j), nnid_mul(sh, h)),
                                    nnid_sub(nnid_mul(ch, cm), nnid_mul(sh, sm))));
    nniq swap, flip, d;
    sn = nniq_from(nniq_xor(nniq_bits(sn), neg));
    /* n odd: (sin, cos) = (cos, -sin); n & 2: both change sign */
    swap = nniq_shl(way, 63);
    flip = nniq_shl(nniq_and(way, nniq_set(2)), 62);
    d = nniq_and(nniq_xor(nniq_bits(sn), nniq_bits(cs)), nniq_sub(nniq_set(0), nniq_and(way, nniq_set(1))));
    *so = nniq_from(nniq_xor(nniq_xor(nniq_bits(sn), d), flip));
    *co = nniq_from(nniq_xor(nniq_xor(nniq_xor(nniq_bits(cs), d), swap), flip));
}
/* nni_philox on counters ctr, ctr + 1, ...: `blocks` of them, rounded up to pairs of whole vectors.
 * A lane's upper half may hold anything until the end. Two vectors at a time: a round waits for its
 * product, and the other's fits in between. */
NNI_KF void NNI_K(philox)(uint32_t *out, const uint32_t *ctr, const uint32_t *key, size_t blocks)
{
    const nniq m0 = nniq_set(UINT64_C(0xd2511f53)), m1 = nniq_set(UINT64_C(0xcd9e8d57)),
               low = nniq_set(UINT64_C(0xffffffff));
    nniq k0[10], k1[10];
    size_t i;
    int r;
    for (r = 0; r < 10; r++) {
        k0[r] = nniq_set((uint64_t)(key[0] + (uint32_t)r * 0x9e3779b9u));
        k1[r] = nniq_set((uint64_t)(key[1] + (uint32_t)r * 0xbb67ae85u));
    }
    for (i = 0; i < blocks; i += 2 * NNI_D) {
        nniq c0 = nniq_add(nniq_set((uint64_t)ctr[0] + i), nniq_iota()),
             c1 = nniq_set((uint64_t)ctr[1]), c2 = nniq_set((uint64_t)ctr[2]),
             c3 = nniq_set((uint64_t)ctr[3]);
        nniq d0 = nniq_add(c0, nniq_set(NNI_D)), d1 = c1, d2 = c2, d3 = c3;
        for (r = 0; r < 10; r++) {
            const nniq a = nniq_mul(m0, c0), b = nniq_mul(m1, c2), e = nniq_mul(m0, d0),
                       f = nniq_mul(m1, d2);
            c0 = nniq_xor(nniq_xor(nniq_shr(b, 32), c1), k0[r]);
            c1 = b;
            c2 = nniq_xor(nniq_xor(nniq_shr(a, 32), c3), k1[r]);
            c3 = a;
            d0 = nniq_xor(nniq_xor(nniq_shr(f, 32), d1), k0[r]);
            d1 = f;
            d2 = nniq_xor(nniq_xor(nniq_shr(e, 32), d3), k1[r]);
            d3 = e;
        }
        NNI_K(zipw)
        (out + 4 * i, nniq_or(nniq_and(c0, low), nniq_shl(c1, 32)),
         nniq_or(nniq_and(c2, low), nniq_shl(c3, 32)));
        NNI_K(zipw)
        (out + 4 * (i + NNI_D), nniq_or(nniq_and(d0, low), nniq_shl(d1, 32)),
         nniq_or(nniq_and(d2, low), nniq_shl(d3, 32)));
    }
}
/* nn_rng_normals: four words a pair, u (upper half first) and v */
NNI_KI nnid NNI_K(unit53)(nniq a)
{
    return nnid_mul(
        nnid_add(nnid_mul(NNI_K(low32)(a), NNI_G(2097152.0)), NNI_K(low32)(nniq_shr(a, 43))),
        NNI_G(1.1102230246251565e-16));
}
/* whole vectors */
NNI_KI void NNI_K(box_muller_block)(double *out, const uint32_t *w, size_t pairs,
                                    const uint64_t *log_tab, const NNI_K(rows4) * sin_tab)
{
    enum { M = NNI_PAIRS };
    /* by cache lines */
    double room[6 * M + 8], *rad = room + (64 - (uintptr_t)(void *)room % 64) / 8, *h = rad + M,
                            *rl = h + M, *sm = rl + M, *cm = sm + M, *way = cm + M;
    nniq a, b;
    nnid s, c, r;
    size_t i;
    for (i = 0; i < pairs; i += NNI_D) {
        NNI_K(unzipw)(&a, &b, w + 4 * i);
        NNI_K(log_reduce)(nnid_sub(NNI_G(1.0), NNI_K(unit53)(a)), &s, &r, &c, log_tab);
        nnid_store(h + i, s);
        nnid_store(rl + i, r);
        nnid_store(sm + i, c);
    }
    for (i = 0; i < pairs; i += NNI_D)
        nnid_store(rad + i, nnid_sqrt(nnid_mul(NNI_G(-2.0),
                                               NNI_K(log_join)(nnid_load(h + i), nnid_load(rl + i),
                                                               nnid_load(sm + i)))));
    for (i = 0; i < pairs; i += NNI_D) {
        NNI_K(unzipw)(&a, &b, w + 4 * i);
        NNI_K(sincos_reduce)(nnid_mul(NNI_G(6.283185307179586), NNI_K(unit53)(b)), &s, &c, &a);
        nnid_store(h + i, s);
        nnid_store(rl + i, c);
        nnid_store(way + i, nniq_from(a));
    }
    for (i = 0; i < pairs; i += NNI_D) {
        NNI_K(sincos_small)(nnid_load(h + i), nnid_load(rl + i), &s, &c);
        nnid_store(sm + i, s);
        nnid_store(cm + i, c);
    }
    for (i = 0; i < pairs; i += NNI_D) {
        NNI_K(sincos_join)
        (nnid_load(h + i), nnid_load(sm + i), nnid_load(cm + i), nniq_bits(nnid_load(way + i)), &s,
         &c, sin_tab);
        r = nnid_load(rad + i);
        NNI_K(zip)(out + 2 * i, nnid_mul(r, c), nnid_mul(r, s));
    }
}
NNI_KF void NNI_K(box_muller)(double *out, const uint32_t *w, size_t pairs, const uint64_t *log_tab,
                              const uint64_t *sin_tab)
{
    NNI_K(rows4) st;
    size_t i, m;
    NNI_K(rows4_make)(&st, sin_tab, 14);
    for (i = 0; i + NNI_D <= pairs; i += m) {
        m = pairs - i < NNI_PAIRS ? (pairs - i) / NNI_D * NNI_D : (size_t)NNI_PAIRS;
        NNI_K(box_muller_block)(out + 2 * i, w + 4 * i, m, log_tab, &st);
    }
    if (i < pairs) {
        uint32_t tw[4 * NNI_D] = { 0 };
        double to[2 * NNI_D];
        memcpy(tw, w + 4 * i, 4 * (pairs - i) * sizeof *w);
        NNI_K(box_muller_block)(to, tw, NNI_D, log_tab, &st);
        memcpy(out + 2 * i, to, 2 * (pairs - i) * sizeof *out);
    }
}
/* MT19937's next 624 words, in three runs without wrap-around; and words tempered */
NNI_KF void NNI_K(mt_twist)(uint32_t *mt)
{
    int k, run;
    for (run = k = 0; run < 2; run++) {
        const int end = run ? 623 : 227, from = run ? -227 : 397;
        for (; k + NNI_W <= end; k += NNI_W) {
            nnii b = nnii_load(mt + k + 1),
                 x = nnii_or(nnii_and(nnii_load(mt + k), nnii_set(0x80000000u)),
                             nnii_and(b, nnii_set(0x7ffffffeu)));
            nnii odd = nnii_and(nnii_sub(nnii_set(0u), nnii_and(b, nnii_set(1u))), nnii_set(0x9908b0dfu));
            nnii_store(mt + k, nnii_xor(nnii_load(mt + k + from), nnii_xor(nnii_shr(x, 1), odd)));
        }
        for (; k < end; k++) mt[k] = mt[k + from] ^ NNI_MT_MIX(mt[k], mt[k + 1]);
    }
    mt[623] = mt[396] ^ NNI_MT_MIX(mt[623], mt[0]);
}
NNI_KI nnii NNI_K(temper)(nnii y)
{
    y = nnii_xor(y, nnii_shr(y, 11));
    y = nnii_xor(y, nnii_and(nnii_shl(y, 7), nnii_set(0x9d2c5680u)));
    y = nnii_xor(y, nnii_and(nnii_shl(y, 15), nnii_set(0xefc60000u)));
    return nnii_xor(y, nnii_shr(y, 18));
}
NNI_KF void NNI_K(mt_temper)(uint32_t *out, const uint32_t *in, size_t n)
{
    size_t i;
    for (i = 0; i + NNI_W <= n; i += NNI_W) nnii_store(out + i, NNI_K(temper)(nnii_load(in + i)));
    for (; i < n; i++) out[i] = nni_mt_temper(in[i]);
}
/* m tries of the polar method, four words each; those inside the circle, in order, to a, b, r (with
 * room for a whole vector behind the last) */
NNI_KF size_t NNI_K(polar_tries)(double *a, double *b, double *r, const uint32_t *w, size_t m)
{
    size_t i, k = 0;
    for (i = 0; i < m; i += NNI_D) {
        const size_t n = m - i < NNI_D ? m - i : NNI_D;
        nniq p, q;
        nnid x, y, z;
        if (n == NNI_D) NNI_K(unzipw)(&p, &q, w + 4 * i);
        else {
            uint32_t tw[4 * NNI_D] = { 0 };
            memcpy(tw, w + 4 * i, 4 * n * sizeof *w);
            NNI_K(unzipw)(&p, &q, tw);
        }
        x = nnid_add(
            nnid_mul(NNI_K(low32)(nniq_shr(nniq_and(p, nniq_set(UINT64_C(0xffffffff))), 5)),
                     NNI_G(67108864.0)),
            NNI_K(low32)(nniq_shr(p, 38)));
        y = nnid_add(
            nnid_mul(NNI_K(low32)(nniq_shr(nniq_and(q, nniq_set(UINT64_C(0xffffffff))), 5)),
                     NNI_G(67108864.0)),
            NNI_K(low32)(nniq_shr(q, 38)));
        x = nnid_sub(nnid_mul(x, NNI_G(2.220446049250313e-16)), NNI_G(1.0));
        y = nnid_sub(nnid_mul(y, NNI_G(2.220446049250313e-16)), NNI_G(1.0));
        z = nnid_add(nnid_mul(x, x), nnid_mul(y, y));
#if NNI_PASS == 3
        {
            const __mmask8 in = (__mmask8)(_mm512_cmp_pd_mask(z, NNI_G(1.0), _CMP_LT_OQ) &
                           _mm512_cmp_pd_mask(z, NNI_G(0.0), _CMP_NEQ_OQ) & ((1u << n) - 1u));
            nnid_store(a + k, _mm512_maskz_compress_pd(in, x));
            nnid_store(b + k, _mm512_maskz_compress_pd(in, y));
            nnid_store(r + k, _mm512_maskz_compress_pd(in, z));
            k += (size_t)__builtin_popcount(in);
        }
#else
        {
            double tx[NNI_D], ty[NNI_D], tz[NNI_D];
            size_t l;
            nnid_store(tx, x);
            nnid_store(ty, y);
            nnid_store(tz, z);
            for (l = 0; l < n; l++) {
                a[k] = tx[l];
                b[k] = ty[l];
                r[k] = tz[l];
                k += (size_t)((tz[l] < 1.0) & (tz[l] != 0.0));
            }
        }
#endif
    }
    return k;
}
/* How many of m tries polar_tries would keep, from the words before tempering. */
NNI_KI size_t NNI_K(polar_count_exact)(const uint32_t *raw, size_t m)
{
    size_t k = 0, i;
    for (i = 0; i < m; i++, raw += 4) {
        double x = ((double)(nni_mt_temper(raw[0]) >> 5) * 67108864.0 +
                    (double)(nni_mt_temper(raw[1]) >> 6)) * 2.220446049250313e-16 - 1.0;
        double y = ((double)(nni_mt_temper(raw[2]) >> 5) * 67108864.0 +
                    (double)(nni_mt_temper(raw[3]) >> 6)) * 2.220446049250313e-16 - 1.0,
               z = x * x + y * y;
        k += (size_t)((z < 1.0) & (z != 0.0));
    }
    return k;
}
#if NNI_PASS == 1
NNI_KF size_t NNI_K(polar_count)(const uint32_t *raw, size_t m) { return NNI_K(polar_count_exact)(raw, m); }
#else
/* In float, from the upper word of each number alone: its squared radius (times 2^62) is off by
 * less than 3e-7, so that only those within 1e-6 of the circle, or of the centre, leave a doubt;
 * then all m are looked at exactly. */
/* of tries i and i + NNI_W / 4 by turns: x, x, y, y */
NNI_KI nniv NNI_K(polar_squares)(const uint32_t *p)
{
    const nnii c =
        nnii_ofq(nniq_or(nniq_and(nniq_ofi(nnii_load(p)), nniq_set(UINT64_C(0xffffffff))),
                         nniq_shl(nniq_ofi(nnii_load(p + NNI_W)), 32)));
    const nniv x = nniv_float(nnii_xor(NNI_K(temper)(c), nnii_set(0x80000000u)));
    return nniv_mul(x, x);
}
NNI_KF size_t NNI_K(polar_count)(const uint32_t *raw, size_t m)
{
    const nniv one = nniv_set(1.0f), none = nniv_set(0.0f);
    nniv count = none, doubt = none;
    float tc[NNI_W], td[NNI_W], sum = 0, doubts = 0;
    size_t i;
    for (i = 0; i < m; i += NNI_W) {
        const uint32_t *p = raw + 4 * i;
        uint32_t tail[4 * NNI_W];
        nniv a, b, in;
        if (m - i < NNI_W) {                                 /* zeros are a corner of the square */
            memset(tail, 0, sizeof tail);
            memcpy(tail, p, 4 * (m - i) * sizeof *p);
            p = tail;
        }
        a = NNI_K(polar_squares)(p);
        b = NNI_K(polar_squares)(p + 2 * NNI_W);
        a = nniv_add(nniv_zip2(a, b), nniv_zap2(a, b));
        in = nniv_sel(nniv_lt(a, nniv_set(4.611681406741369e18f)), one, none);
        count = nniv_add(count, in);
        doubt = nniv_add(
            doubt, nniv_sub(nniv_sel(nniv_lt(a, nniv_set(4.611690630113406e18f)), one, none), in));
        doubt = nniv_add(doubt, nniv_sel(nniv_lt(a, nniv_set(4.6e12f)), one, none));
    }
    nniv_store(tc, count);
    nniv_store(td, doubt);
    for (i = 0; i < NNI_W; i++) { sum += tc[i]; doubts += td[i]; }
    return doubts > 0 ? NNI_K(polar_count_exact)(raw, m) : (size_t)sum;
}
#endif
/* out: f b, f a, pair by pair, f = sqrt(-2 log(r) / r); whole vectors */
NNI_KI void NNI_K(polar_block)(double *out, const double *a, const double *b, const double *r,
                               size_t k, const uint64_t *log_tab)
{
    enum { M = NNI_PAIRS };
    double room[3 * M + 8], *w = room + (64 - (uintptr_t)(void *)room % 64) / 8, *s = w + M, *c = s + M;
    nnid x, y, z, f;
    size_t i;
    for (i = 0; i < k; i += NNI_D) {
        NNI_K(log_reduce)(nnid_load(r + i), &x, &y, &z, log_tab);
        nnid_store(w + i, x);
        nnid_store(s + i, y);
        nnid_store(c + i, z);
    }
    for (i = 0; i < k; i += NNI_D) {
        f = nnid_sqrt(
            nnid_div(nnid_mul(NNI_G(-2.0), NNI_K(log_join)(nnid_load(w + i), nnid_load(s + i),
                                                           nnid_load(c + i))),
                     nnid_load(r + i)));
        NNI_K(zip)(out + 2 * i, nnid_mul(f, nnid_load(b + i)), nnid_mul(f, nnid_load(a + i)));
    }
}
NNI_KF void NNI_K(polar)(double *out, const double *a, const double *b, const double *r, size_t k,
                         const uint64_t *log_tab)
{
    size_t i, m;
    for (i = 0; i + NNI_D <= k; i += m) {
        m = k - i < NNI_PAIRS ? (k - i) / NNI_D * NNI_D : (size_t)NNI_PAIRS;
        NNI_K(polar_block)(out + 2 * i, a + i, b + i, r + i, m, log_tab);
    }
    if (i < k) {
        double to[2 * NNI_D], ta[NNI_D] = { 0 }, tb[NNI_D] = { 0 }, tr[NNI_D];
        size_t l;
        for (l = 0; l < NNI_D; l++) tr[l] = 0.5;
        memcpy(ta, a + i, (k - i) * sizeof *a);
        memcpy(tb, b + i, (k - i) * sizeof *b);
        memcpy(tr, r + i, (k - i) * sizeof *r);
        NNI_K(polar_block)(to, ta, tb, tr, NNI_D, log_tab);
        memcpy(out + 2 * i, to, 2 * (k - i) * sizeof *out);
    }
}

#if NNI_PASS != 1
#define NNI_TILE 32
#include NN_TENSOR_SELF
#undef NNI_TILE
#define NNI_TILE 64
#include NN_TENSOR_SELF
#undef NNI_TILE
#endif
/* one register by one where there are no vectors */
#if NNI_PASS == 1
enum { NNI_K(tile_rows) = 1, NNI_K(tile_cols) = 1 };
#else
enum { NNI_K(tile_rows) = NNI_MR, NNI_K(tile_cols) = 2 * NNI_W };
#endif

#undef NNI_CAT_
#undef NNI_CAT
#undef NNI_K
#undef NNI_ISA
#undef NNI_T
#undef NNI_W
#undef NNI_KF
#undef NNI_KI
#undef NNI_F
#undef NNI_MAP
#undef NNI_MAP_WHOLE
#undef NNI_TAIL
#undef NNI_MAP2
#undef NNI_STEP
#undef NNI_LANES
#undef NNI_REDUCE
#undef nniv
#undef nnii
#undef nnim
#undef nniv_set
#undef nniv_load
#undef nniv_store
#undef nniv_loadn
#undef nniv_storen
#undef nniv_add
#undef nniv_sub
#undef nniv_mul
#undef nniv_div
#undef nniv_sqrt
#undef nniv_fma
#undef nniv_lt
#undef nniv_le
#undef nniv_nan
#undef nniv_sel
#undef nnii_set
#undef nniv_bits
#undef nniv_from
#undef nniv_float
#undef nnii_add
#undef nnii_sub
#undef nnii_and
#undef nnii_or
#undef nnii_shl
#undef nnii_shr
#undef nniv_mask
#undef nniv_quad
#undef nniv_zip
#undef nniv_zap
#undef nniv_zip2
#undef nniv_zap2
#undef nnid
#undef nnid_set
#undef nnid_load
#undef nnid_store
#undef nnid_mask
#undef nnid_fma
#undef NNI_WD
#undef nnid_add
#undef nnid_sub
#undef nnid_mul
#undef nnid_div
#undef nnid_atleast
#undef nnid_minus_abs
#undef nnid_if_neg
#undef nnid_pow2
#undef nniv_cut
#undef nniv_loadc
#undef nniv_storec
#undef nnid_cut
#undef nnid_loadc
#undef nnid_storec
#undef NNI_MR
#undef NNI_D
#undef NNI_G
#undef nnid_add
#undef nnid_div
#undef nnid_gather
#undef nnid_row4
#undef nnid_mul
#undef nnid_sqrt
#undef nnid_sub
#undef nnid_trunc
#undef nnid_where
#undef nnii_load
#undef nnii_store
#undef nnii_xor
#undef nniq
#undef nniq_add
#undef nniq_and
#undef nniq_bits
#undef nniq_from
#undef nniq_iota
#undef nniq_ofi
#undef nnii_ofq
#undef nniq_mul
#undef nniq_or
#undef nniq_set
#undef nniq_shl
#undef nniq_shr
#undef nniq_sub
#undef nniq_xor
#endif /* NNI_PASS */

/* ==== [TILES] the matrix product: one text per instruction set and element type ==== */
/* acc[r][s] = chain over k of fma(P[r][k], Q[k][s], acc): P is broadcast, Q is read as vectors
 * along s, so that no sum ever runs across lanes. Two orientations serve the four transpositions
 * without touching the larger operand:
 *   N  rows of P = rows of C    (P = op(A), Q = op(B));   Q needs B not transposed, or packs panels of it
 *   T  rows of P = columns of C (P = op(B)^T, Q = op(A)^T); Q needs A transposed, or packs panels
 *      of it; C is written transposed
 * Row kind of P: P[r][k] = p[r ps + k] ("rows", 0) or p[k ps + r] ("cols", 1). Most tiles learn it when they run
 * and step over P by two strides, P[r][k] = p[r rs + k ks]: one body for both kinds. */
#if defined(NNI_TILE)
#if NNI_TILE == 32
#define NNI_TK(name) NNI_CAT(nni_##name##_f32, NNI_ISA)
#define NNI_TW NNI_W
#define NNI_JOB nni_job_f32
#define nnie float
#define nnt nniv
#define nnt_cut nniv_cut
#define nnt_set(x) nniv_set(x)
#define nnt_load(p) nniv_load(p)
#define nnt_store(p, v) nniv_store(p, v)
#define nnt_mask(n) nniv_mask(n)
#define nnt_loadc(p, c) nniv_loadc(p, c)
#define nnt_storec(p, v, c) nniv_storec(p, v, c)
#define nnt_fma(a, b, c) nniv_fma(a, b, c)
#else
#define NNI_TK(name) NNI_CAT(nni_##name##_f64, NNI_ISA)
#define NNI_TW (NNI_W / 2)
#define NNI_JOB nni_job_f64
#define nnie double
#define nnt nnid
#define nnt_cut nnid_cut
#define nnt_set(x) nnid_set(x)
#define nnt_load(p) nnid_load(p)
#define nnt_store(p, v) nnid_store(p, v)
#define nnt_mask(n) nnid_mask(n)
#define nnt_loadc(p, c) nnid_loadc(p, c)
#define nnt_storec(p, v, c) nnid_storec(p, v, c)
#define nnt_fma(a, b, c) nnid_fma(a, b, c)
#endif
#define NNI_NR (2 * NNI_TW)
#define NNI_PAD 16     /* so that packed rows do not all begin in one set of L1 */
#define NNI_AHEAD \
    24 /* rows of k that packing asks for in advance, into L2: rows 4 KiB apart share the few lines of one set of L1 */
/* every row of a tile; the heights below the full one, and the full one's last row */
#if NNI_PASS == 2
#define NNI_LOWER(X) X(0) X(1) X(2) X(3) X(4)
#define NNI_ROWS(X) NNI_LOWER(X) X(5)
#else
#define NNI_LOWER(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10)
#define NNI_ROWS(X) NNI_LOWER(X) X(11)
#endif
/* One tile of mr <= NNI_MR rows and n <= NNI_NR columns, all accumulators in registers: t = c0 (NULL:
 * +0) + P Q. part: 0 = both vectors whole, 1 = the second is cut (AVX-512: or whole, a mask costs
 * nothing), 2 = only a first one, cut. first (part 0): 1 = what comes next of P and Q is asked for; 2 =
 * also, under the products, Q is packed into kq [k][NNI_NR] and P into kp [mr][k + NNI_PAD] or, of the
 * kind "cols", [k][mr]; kp == p and kq == q are fine. mr, cols, part, first: constants where inlined.
 * cols here: rs is known to be 1; 0: any rs, ks (1, 0 where the tile is one of "rows" for sure). */
/* Row r at this k: up to five rows from one pointer and four offsets; four pointers and two multiples
 * reach twelve. */
#define NNI_P(r)                  \
    (mr <= 5 ?                    \
        ((r) < 3 ? p + (r) * rs : \
         (r) < 4 ? p + rs3 :      \
                   p + rs4) :     \
        ((r) < 3 ? p :            \
         (r) < 6 ? p3 :           \
         (r) < 9 ? p6 :           \
                   p9) +          \
         ((r) % 3) * rs)
NNI_KI void NNI_TK(core)(const int mr, const int cols, const int part, const int first, size_t k,
                         const nnie *p, size_t rs, size_t ks, const nnie *q, size_t qs,
                         const nnie *c0, size_t ldc0, nnie *t, size_t ldt, size_t n, nnie *kp,
                         nnie *kq)
{
    const size_t ahead = k < NNI_AHEAD ? k : NNI_AHEAD;
    const nnt_cut cut = nnt_mask(part == 1 ? n - NNI_TW : n < NNI_TW ? n : NNI_TW);
    const size_t rs3 = 3 * rs, rs4 = 4 * rs;
    const nnie *p3 = p + (cols || mr <= 3 ? 0 : 3 * rs), *p6 = p + (cols || mr <= 6 ? 0 : 6 * rs),
               *p9 = p + (cols || mr <= 9 ? 0 : 9 * rs);
    const int whole = NNI_PASS == 3 && n == NNI_NR;   /* a masked store is slow to be read back */
    size_t l;
#define NNI_X(r) nnt x##r = nnt_set(0), y##r = nnt_set(0);
    NNI_ROWS(NNI_X)
#undef NNI_X
    if (c0) {
#define NNI_X(r)                                                                    \
    if (mr > r) {                                                                   \
        x##r = part == 2 ? nnt_loadc(c0 + r * ldc0, cut) : nnt_load(c0 + r * ldc0); \
        if (part < 2)                                                               \
            y##r = part == 1 ? nnt_loadc(c0 + r * ldc0 + NNI_TW, cut) :             \
                               nnt_load(c0 + r * ldc0 + NNI_TW);                    \
    }
        NNI_ROWS(NNI_X)
#undef NNI_X
    }
    for (l = 0; l < k; l++, q += qs) {
        const nnt u = part == 2 ? nnt_loadc(q, cut) : nnt_load(q);
        const nnt v = part == 2 ? u : part == 1 ? nnt_loadc(q + NNI_TW, cut) : nnt_load(q + NNI_TW);
        if (first) {
            if (l < k - ahead) {
                NNI_PREFETCH2(q + ahead * qs);
                NNI_PREFETCH2(q + ahead * qs + NNI_NR - 1);
                if (cols) { NNI_PREFETCH2(p + ahead * ks); NNI_PREFETCH2(p + ahead * ks + mr - 1); }
            }
        }
        if (first == 2) {
            nnt_store(kq, u);
            nnt_store(kq + NNI_TW, v);
            kq += NNI_NR;
            if (!cols && l % NNI_TW == 0) {
                if (l + NNI_TW <= k) {
#define NNI_X(r) if (mr > r) nnt_store(kp + r * (k + NNI_PAD) + l, nnt_load(NNI_P(r)));
                    NNI_ROWS(NNI_X)
#undef NNI_X
                } else {
                    size_t x;
#define NNI_X(r) if (mr > r) for (x = 0; x < k - l; x++) kp[r * (k + NNI_PAD) + l + x] = NNI_P(r)[x];
                    NNI_ROWS(NNI_X)
#undef NNI_X
                }
            }
            if (cols) {
                /* four at a time: a masked store costs more than three whole ones */
                int x;
                for (x = 0; x + 4 <= mr; x += 4) {
                    nnie four[4];
                    memcpy(four, p + x, sizeof four);
                    memcpy(kp + x, four, sizeof four);
                }
                for (; x < mr; x++) kp[x] = p[x];
                kp += mr;
            }
        }
#define NNI_X(r) if (mr > r) { \
            const nnt w = nnt_set(cols ? p[r] : *NNI_P(r)); \
            x##r = nnt_fma(w, u, x##r); if (part < 2) y##r = nnt_fma(w, v, y##r); }
        NNI_ROWS(NNI_X)
#undef NNI_X
        p += ks;
        p3 += ks;
        p6 += ks;
        p9 += ks;
    }
#define NNI_X(r)                                                    \
    if (mr > r) {                                                   \
        if (part == 2) nnt_storec(t + r * ldt, x##r, cut);          \
        else nnt_store(t + r * ldt, x##r);                          \
        if (part == 1 && !whole) nnt_storec(t + r * ldt + NNI_TW, y##r, cut); \
        else if (part < 2) nnt_store(t + r * ldt + NNI_TW, y##r);   \
    }
    NNI_ROWS(NNI_X)
#undef NNI_X
}
#undef NNI_P
/* Which bodies there are. ANY takes both kinds of P; BOTH has one body for each: it saves additions
 * in the full tile, and with AVX2 in that of four rows, which small nets live on. What AVX2 and
 * NEON cut by hand AVX-512 does by mask: there part 0 below the full tile is part 1. */
#define NNI_ARGS                                                                             \
    int cols, size_t k, const nnie *p, size_t ps, const nnie *q, size_t qs, const nnie *c0, \
        size_t ldc0, nnie *t, size_t ldt, size_t n
#define NNI_ANY(r, part)                                                                          \
    NNI_KF void NNI_TK(tile_##r##_##part)(NNI_ARGS)                                               \
    {                                                                                             \
        NNI_TK(core)(r + 1, 0, part, 0, k, p, cols ? 1 : ps, cols ? ps : 1, q, qs, c0, ldc0, t,   \
                     ldt, n, NULL, NULL);                                                         \
    }
#define NNI_BOTH(r, part)                                                                         \
    NNI_KF void NNI_TK(tile_##r##_##part)(NNI_ARGS)                                               \
    {                                                                                             \
        if (cols)                                                                                 \
            NNI_TK(core)(r + 1, 1, part, 0, k, p, 1, ps, q, qs, c0, ldc0, t, ldt, n, NULL, NULL); \
        else                                                                                      \
            NNI_TK(core)(r + 1, 0, part, 0, k, p, ps, 1, q, qs, c0, ldc0, t, ldt, n, NULL, NULL); \
    }
#define NNI_X(r) NNI_ANY(r, 1) NNI_ANY(r, 2)
NNI_ROWS(NNI_X)
#undef NNI_X
#if NNI_PASS == 2
NNI_ANY(0, 0) NNI_ANY(1, 0) NNI_ANY(2, 0) NNI_BOTH(3, 0) NNI_ANY(4, 0) NNI_BOTH(5, 0)
#else
NNI_BOTH(11, 0)
#endif
#if NNI_PASS == 4
#define NNI_X(r) NNI_ANY(r, 0)
NNI_LOWER(NNI_X)
#undef NNI_X
#endif
/* The first to read what comes from afar: asks ahead for it, and packs it if kq is given. */
NNI_KF NNI_COLD void NNI_TK(tile_first)(int cols, size_t k, const nnie *p, size_t ps, const nnie *q,
                                        size_t qs, const nnie *c0, size_t ldc0, nnie *t, size_t ldt,
                                        nnie *kp, nnie *kq)
{
    const size_t n = NNI_NR;
    if (kq && cols) NNI_TK(core)(NNI_MR, 1, 0, 2, k, p, 1, ps, q, qs, c0, ldc0, t, ldt, n, kp, kq);
    else if (kq) NNI_TK(core)(NNI_MR, 0, 0, 2, k, p, ps, 1, q, qs, c0, ldc0, t, ldt, n, kp, kq);
    else if (cols) NNI_TK(core)(NNI_MR, 1, 0, 1, k, p, 1, ps, q, qs, c0, ldc0, t, ldt, n, kp, kq);
    else NNI_TK(core)(NNI_MR, 0, 0, 1, k, p, ps, 1, q, qs, c0, ldc0, t, ldt, n, kp, kq);
}
typedef void (*NNI_TK(tile))(NNI_ARGS);
NNI_FN inline NNI_TK(tile) NNI_TK(tile_of)(size_t mr, int part)
{
    static const NNI_TK(tile) way[NNI_MR][3] = {
#if NNI_PASS == 3
#define NNI_X(r) { NNI_TK(tile_##r##_1), NNI_TK(tile_##r##_1), NNI_TK(tile_##r##_2) },
#else
#define NNI_X(r) { NNI_TK(tile_##r##_0), NNI_TK(tile_##r##_1), NNI_TK(tile_##r##_2) },
#endif
        NNI_LOWER(NNI_X)
#undef NNI_X
#if NNI_PASS == 2
        { NNI_TK(tile_5_0), NNI_TK(tile_5_1), NNI_TK(tile_5_2) }
#else
        { NNI_TK(tile_11_0), NNI_TK(tile_11_1), NNI_TK(tile_11_2) }
#endif
    };
    return way[mr - 1][part];
}
#undef NNI_ARGS
#undef NNI_ANY
#undef NNI_BOTH
/* dst[c][r] = src[r][c]: blocks of W x 4, then 4 x 4, then single elements */
NNI_KF void NNI_TK(flip)(nnie *dst, size_t ldd, const nnie *src, size_t lds, size_t rows, size_t cols)
{
    size_t r = 0, c;
#if NNI_TILE == 32
    for (; r + NNI_W <= rows; r += NNI_W) {
        const float *s = src + r * lds;
        /* 16 columns = one line of each row, each touched once: rows 4 KiB apart push each other
         * out of L1 */
        for (c = 0; c + 16 <= cols; c += 16) {
            float *o = dst + c * ldd + r;
#define NNI_X(i, row) const nniv v##row##i = nniv_quad(s + c + 4 * (i) + (row) * lds, lds);
            NNI_X(0, 0) NNI_X(1, 0) NNI_X(2, 0) NNI_X(3, 0) NNI_X(0, 1) NNI_X(1, 1) NNI_X(2, 1) NNI_X(3, 1)
            NNI_X(0, 2) NNI_X(1, 2) NNI_X(2, 2) NNI_X(3, 2) NNI_X(0, 3) NNI_X(1, 3) NNI_X(2, 3) NNI_X(3, 3)
#undef NNI_X
#define NNI_X(i)                                                             \
    {                                                                        \
        const nniv t0 = nniv_zip(v0##i, v1##i), t1 = nniv_zip(v2##i, v3##i), \
                   t2 = nniv_zap(v0##i, v1##i), t3 = nniv_zap(v2##i, v3##i); \
        nniv_store(o + 4 * (i)*ldd, nniv_zip2(t0, t1));                      \
        nniv_store(o + (4 * (i) + 1) * ldd, nniv_zap2(t0, t1));              \
        nniv_store(o + (4 * (i) + 2) * ldd, nniv_zip2(t2, t3));              \
        nniv_store(o + (4 * (i) + 3) * ldd, nniv_zap2(t2, t3));              \
    }
            NNI_X(0) NNI_X(1) NNI_X(2) NNI_X(3)
#undef NNI_X
        }
        for (; c + 4 <= cols; c += 4) {
            const nniv v0 = nniv_quad(s + c, lds), v1 = nniv_quad(s + c + lds, lds),
                       v2 = nniv_quad(s + c + 2 * lds, lds), v3 = nniv_quad(s + c + 3 * lds, lds);
            const nniv t0 = nniv_zip(v0, v1), t1 = nniv_zip(v2, v3), t2 = nniv_zap(v0, v1),
                       t3 = nniv_zap(v2, v3);
            float *o = dst + c * ldd + r;
            nniv_store(o, nniv_zip2(t0, t1));
            nniv_store(o + ldd, nniv_zap2(t0, t1));
            nniv_store(o + 2 * ldd, nniv_zip2(t2, t3));
            nniv_store(o + 3 * ldd, nniv_zap2(t2, t3));
        }
        for (; c < cols; c++) {
            size_t i;
            for (i = 0; i < NNI_W; i++) dst[c * ldd + r + i] = s[i * lds + c];
        }
    }
#if NNI_PASS != 4
    for (; r + 4 <= rows; r += 4) {
        const float *s = src + r * lds;
        for (c = 0; c + 4 <= cols; c += 4) {
            __m128 v0 = _mm_loadu_ps(s + c), v1 = _mm_loadu_ps(s + c + lds),
                   v2 = _mm_loadu_ps(s + c + 2 * lds), v3 = _mm_loadu_ps(s + c + 3 * lds);
            float *o = dst + c * ldd + r;
            _MM_TRANSPOSE4_PS(v0, v1, v2, v3);
            _mm_storeu_ps(o, v0);
            _mm_storeu_ps(o + ldd, v1);
            _mm_storeu_ps(o + 2 * ldd, v2);
            _mm_storeu_ps(o + 3 * ldd, v3);
        }
        for (; c < cols; c++) { size_t i; for (i = 0; i < 4; i++) dst[c * ldd + r + i] = s[i * lds + c]; }
    }
#endif
#endif
    for (; r < rows; r++) for (c = 0; c < cols; c++) dst[c * ldd + r] = src[r * lds + c];
}
/* dst[r][c] = src[r][c]: rows x cols, cols <= NNI_NR */
NNI_KF void NNI_TK(copy)(nnie *dst, size_t ldd, const nnie *src, size_t lds, size_t rows, size_t cols)
{
    size_t r;
    if (cols == NNI_NR)
        for (r = 0; r < rows; r++) {
            nnt_store(dst + r * ldd, nnt_load(src + r * lds));
            nnt_store(dst + r * ldd + NNI_TW, nnt_load(src + r * lds + NNI_TW));
        }
    else
        for (r = 0; r < rows; r++) memcpy(dst + r * ldd, src + r * lds, cols * sizeof *dst);
}
/* n finished sums of row i, from column j: everything after the chain. */
#if NNI_TILE == 32
NNI_KF void NNI_TK(finish_row)(const nni_job_f32 *jb, size_t i, size_t j, size_t n, const float *t)
{
    const nn_gemm_desc *d = jb->d;
    const float alpha = jb->alpha, beta = jb->beta, *bias = d->bias ? d->bias + j : NULL,
                *sv = d->dact != NN_ACT_DEFAULT ? d->saved + i * jb->ldsaved + j : NULL;
    const int scale = alpha < 1.0f || alpha > 1.0f, add = beta < 0.0f || beta > 0.0f,
              relu = d->act == NN_ACT_RELU;
    const int plain = relu || d->act == NN_ACT_DEFAULT || d->act == NN_ACT_IDENTITY,
              drelu = plain && d->dact == NN_ACT_RELU;
    float *c = jb->c + i * jb->ldc + j, *pre = d->pre ? d->pre + i * jb->ldpre + j : NULL;
    size_t x;
#define NNI_LD(p) (whole ? nniv_load(p) : nniv_loadn(p, n - x))
#define NNI_ST(p, v) do { if (whole) nniv_store(p, v); else nniv_storen(p, v, n - x); } while (0)
    for (x = 0; x < n; x += NNI_W) {
        const int whole = x + NNI_W <= n;
        nniv r = NNI_LD(t + x);
        if (scale) r = nniv_mul(nniv_set(alpha), r);
        if (add) r = nniv_fma(nniv_set(beta), NNI_LD(c + x), r);
        if (bias) r = nniv_add(r, NNI_LD(bias + x));
        if (pre) NNI_ST(pre + x, r);
        if (relu) r = NNI_K(relu)(r);
        if (drelu) r = nniv_sel(nniv_le(NNI_LD(sv + x), NNI_F(0.0f)), NNI_F(0.0f), r);
        NNI_ST(c + x, r);
    }
#undef NNI_LD
#undef NNI_ST
    if (!plain) NNI_K(act_forward)(c, c, n, d->act, d->slope);
    if (sv && !drelu) jb->learn.act_backward(c, c, sv, n, d->dact, d->slope);
}
#else
NNI_KF void NNI_TK(finish_row)(const nni_job_f64 *jb, size_t i, size_t j, size_t n, const double *t)
{
    const double alpha = jb->alpha, beta = jb->beta;
    double *c = jb->c + i * jb->ldc + j;
    size_t x;
    for (x = 0; x < n; x++) {
        double r = t[x];
        if (alpha < 1.0 || alpha > 1.0) r = alpha * r;
        if (beta < 0.0 || beta > 0.0) r = __builtin_fma(beta, c[x], r);
        c[x] = r;
    }
}
#endif
/* rows x n finished sums from (i, j), ldt apart */
NNI_KF void NNI_TK(finish)(const NNI_JOB *jb, size_t i, size_t j, size_t rows, size_t n, nnie *t,
                           size_t ldt)
{
    size_t r;
#if NNI_TILE == 32
    const nn_gemm_desc *d = jb->d;
    if (d->update) {
        const size_t at = i * jb->ldc + j;
        size_t x;
        if (jb->alpha < 1.0f || jb->alpha > 1.0f)
            for (r = 0; r < rows; r++)
                for (x = 0; x < n; x++) t[r * ldt + x] = jb->alpha * t[r * ldt + x];
        jb->learn.update(d->update, jb->c + at, d->update_m ? d->update_m + at : NULL,
                         d->update_v ? d->update_v + at : NULL, jb->ldc, t, ldt, rows, n);
        return;
    }
#endif
    for (r = 0; r < rows; r++) NNI_TK(finish_row)(jb, i + r, j, n, t + r * ldt);
}
/* Rows are cut evenly (32 = 11 + 11 + 10, not 12 + 12 + 8): block b of nb. */
#define NNI_CUT_(total, nb, b) ((total) / (nb) * (b) + ((b) < (total) % (nb) ? (b) : (total) % (nb)))
#define NNI_PART(n) ((n) == NNI_NR ? 0 : (n) > NNI_TW ? 1 : 2)
/* k rows of mr values (A transposed), side by side */
NNI_KF void NNI_TK(strip)(nnie *dst, const nnie *src, size_t lds, size_t k, size_t mr)
{
    size_t x;
    for (; k; k--, dst += mr, src += lds) {
        for (x = 0; x + 4 <= mr; x += 4) memcpy(dst + x, src + x, 4 * sizeof *dst);
        for (; x < mr; x++) dst[x] = src[x];
    }
}

/* Orientation N: panels of NNI_NR columns, blocks of rows. pack: the panel of B is transposed into
 * scratch first. */
NNI_KF void NNI_TK(run_n)(const NNI_JOB *jb, size_t i0, size_t i1, size_t j0, size_t j1, nnie *scratch)
{
    nnie t[NNI_MR * NNI_NR];
    const size_t m = i1 - i0, nb = (m + NNI_MR - 1) / NNI_MR, k = jb->k, ps = jb->lda;
    size_t s, b;
    for (s = j0; s < j1; s += NNI_NR) {
        const size_t n = j1 - s < NNI_NR ? j1 - s : NNI_NR;
        const int part = NNI_PART(n);
        const nnie *q = jb->b + s;
        size_t qs = jb->ldb;
        if (jb->pack) {
            if (jb->tb) NNI_TK(flip)(scratch, NNI_NR, jb->b + s * jb->ldb, jb->ldb, n, k);
            else NNI_TK(copy)(scratch, NNI_NR, q, qs, k, n);
            q = scratch;
            qs = NNI_NR;
        }
        for (b = 0; b < nb; b++) {
            const size_t at = i0 + NNI_CUT_(m, nb, b), mr = i0 + NNI_CUT_(m, nb, b + 1) - at;
            const nnie *p = jb->a + (jb->ta ? at : at * ps);
            if (jb->direct)
                NNI_TK(tile_of)(mr, part)(jb->ta, k, p, ps, q, qs, NULL, 0,
                                          jb->c + at * jb->ldc + s, jb->ldc, n);
            else {
                NNI_TK(tile_of)(mr, part)(jb->ta, k, p, ps, q, qs, NULL, 0, t, NNI_NR, n);
                NNI_TK(finish)(jb, at, s, mr, n, t, NNI_NR);
            }
        }
    }
}
/* The same with rows outside: the way for the weight gradient (k = a mini-batch), where C, and with
 * an update the weights and moments, are the large operands and want to be walked along their rows.
 * Up to 512 columns of a block of rows are collected in L1 before they are finished: weights and
 * moments then come and go as long streams (512 x 512 x 32 with Adam: 132 us when every tile was
 * updated at once, 110 so, 115 with a gradient written to memory and a second pass). */
#define NNI_RUN 512
NNI_KF void NNI_TK(run_w)(const NNI_JOB *jb, size_t i0, size_t i1, size_t j0, size_t j1)
{
    nnie t[NNI_MR * NNI_RUN];
    const size_t m = i1 - i0, nb = (m + NNI_MR - 1) / NNI_MR, k = jb->k, ps = jb->lda;
    size_t s, b, c;
    for (b = 0; b < nb; b++) {
        const size_t at = i0 + NNI_CUT_(m, nb, b), mr = i0 + NNI_CUT_(m, nb, b + 1) - at;
        const nnie *p = jb->a + (jb->ta ? at : at * ps);
        for (c = j0; c < j1; c += NNI_RUN) {
            const size_t end = j1 - c < NNI_RUN ? j1 : c + NNI_RUN, ldt = jb->direct ? jb->ldc : end - c;
            nnie *o = jb->direct ? jb->c + at * jb->ldc + c : t;
            for (s = c; s < end; s += NNI_NR) {
                const size_t n = end - s < NNI_NR ? end - s : NNI_NR;
                NNI_TK(tile_of)(mr, NNI_PART(n))(jb->ta, k, p, ps, jb->b + s, jb->ldb, NULL, 0,
                                                 o + (s - c), ldt, n);
            }
            if (!jb->direct) NNI_TK(finish)(jb, at, c, mr, end - c, t, ldt);
        }
    }
}
#undef NNI_RUN
/* Orientation T: panels of NNI_NR rows of C, blocks of its columns; up to 48 columns are collected,
 * then turned. */
NNI_KF void NNI_TK(run_t)(const NNI_JOB *jb, size_t i0, size_t i1, size_t j0, size_t j1, nnie *scratch)
{
    nnie t[48 * NNI_NR], u[48 * NNI_NR];
    const size_t w = j1 - j0, chunks = (w + 47) / 48, k = jb->k, ps = jb->ldb;
    size_t s, h, b;
    for (s = i0; s < i1; s += NNI_NR) {
        const size_t n = i1 - s < NNI_NR ? i1 - s : NNI_NR;
        const int part = NNI_PART(n), cols = !jb->tb;
        const nnie *q = jb->a + s;
        size_t qs = jb->lda;
        if (!jb->ta) {
            NNI_TK(flip)(scratch, NNI_NR, jb->a + s * jb->lda, jb->lda, n, k);
            q = scratch;
            qs = NNI_NR;
        }
        for (h = 0; h < chunks; h++) {
            const size_t c0 = j0 + h * 48, cn = j1 - c0 < 48 ? j1 - c0 : 48,
                         nb = (cn + NNI_MR - 1) / NNI_MR;
            for (b = 0; b < nb; b++) {
                const size_t at = NNI_CUT_(cn, nb, b), mr = NNI_CUT_(cn, nb, b + 1) - at;
                const nnie *p = jb->b + (cols ? c0 + at : (c0 + at) * ps);
                NNI_TK(tile_of)(mr, part)(cols, k, p, ps, q, qs, NULL, 0, t + at * NNI_NR, NNI_NR, n);
            }
            if (jb->direct) NNI_TK(flip)(jb->c + s * jb->ldc + c0, jb->ldc, t, NNI_NR, cn, n);
            else {
                NNI_TK(flip)(u, 48, t, NNI_NR, cn, n);
                NNI_TK(finish)(jb, s, c0, n, cn, u, 48);
            }
        }
    }
}
/* Both operands packed (Goto and van de Geijn 2008): a panel kc x NNI_NR of B, a block mc x kc of A
 * in L2, its rows apart (they run along k) or in strips (A transposed).
 * What is only copied is copied by the first tile that reads it, under its products; a turned B
 * goes before. Between blocks of k the raw sums wait in C. Reading A where it lies saved nothing on
 * one thread and cost up to a third on two. */
NNI_KF void NNI_TK(run_big)(const NNI_JOB *jb, size_t i0, size_t i1, size_t j0, size_t j1, nnie *scratch)
{
    nnie t[NNI_MR * NNI_NR], *pb = scratch, *pa = scratch + jb->kc * jb->nc;
    const size_t k = jb->k, lda = jb->lda, ldb = jb->ldb, ldc = jb->ldc;
    size_t jc, lc, ic, s, b, r;
    for (jc = j0; jc < j1; jc += jb->nc) {
        const size_t nc = j1 - jc < jb->nc ? j1 - jc : jb->nc;
        for (lc = 0; lc < k; lc += jb->kc) {
            const size_t kc = k - lc < jb->kc ? k - lc : jb->kc;
            const int direct = jb->direct || lc + kc < k;
            for (ic = i0; ic < i1; ic += jb->mc) {
                const size_t mc = i1 - ic < jb->mc ? i1 - ic : jb->mc, nb = (mc + NNI_MR - 1) / NNI_MR;
                for (s = 0; s < nc; s += NNI_NR) {
                    const size_t n = nc - s < NNI_NR ? nc - s : NNI_NR;
                    const int part = NNI_PART(n);
                    nnie *panel = pb + s * kc;
                    if (ic == i0 && jb->tb)
                        NNI_TK(flip)(panel, NNI_NR, jb->b + (jc + s) * ldb + lc, ldb, n, kc);
                    for (b = 0; b < nb; b++) {
                        const size_t at = NNI_CUT_(mc, nb, b), mr = NNI_CUT_(mc, nb, b + 1) - at;
                        const int new_p = s == 0, new_q = !jb->tb && ic == i0 && b == 0;
                        const nnie *a = jb->ta ? jb->a + lc * lda + ic + at :
                                                 jb->a + (ic + at) * lda + lc,
                                   *q = jb->b + lc * ldb + jc + s;
                        nnie *c = jb->c + (ic + at) * ldc + jc + s, *o = direct ? c : t,
                             *strip = pa + at * (kc + NNI_PAD);
                        const size_t ldo = direct ? ldc : NNI_NR, ps = jb->ta ? mr : kc + NNI_PAD;
                        /* C of the next tile, while this one computes */
                        for (r = 0; r < (b + 1 < nb ? mr : 0); r++) {
                            const nnie *next = c + (mr + r) * ldc;
                            NNI_PREFETCH(next);
                            NNI_PREFETCH(next + n - 1);
                        }
                        if ((new_p || b == 0) && mr == NNI_MR && part == 0)
                            NNI_TK(tile_first)
                            (jb->ta, kc, new_p ? a : strip, new_p ? lda : ps, new_q ? q : panel,
                             new_q ? ldb : NNI_NR, lc ? c : NULL, ldc, o, ldo, strip,
                             new_p || new_q ? panel : NULL);
                        else {
                            if (new_p && jb->ta) NNI_TK(strip)(strip, a, lda, kc, mr);
                            else if (new_p)
                                for (r = 0; r < mr; r++)
                                    memcpy(strip + r * ps, a + r * lda, kc * sizeof *a);
                            if (new_q) NNI_TK(copy)(panel, NNI_NR, q, ldb, kc, n);
                            NNI_TK(tile_of)(mr, part)(jb->ta, kc, strip, ps, panel, NNI_NR,
                                                      lc ? c : NULL, ldc, o, ldo, n);
                        }
                        if (!direct) NNI_TK(finish)(jb, ic + at, jc + s, mr, n, t, NNI_NR);
                    }
                }
            }
        }
    }
}
/* One row: t[0..n) += a B, nv chains side by side; cutting: the last one is cut to n. */
NNI_KI void NNI_TK(row)(const int nv, const int cutting, size_t k, const nnie *a, size_t as,
                        const nnie *q, size_t qs, nnie *t, size_t n)
{
    const nnt_cut cut = nnt_mask(cutting ? n - (size_t)(nv - 1) * NNI_TW : NNI_TW);
#define NNI_EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define NNI_X(r)           \
    nnt x##r = nnt_set(0); \
    if (nv > r)            \
        x##r = cutting && nv == r + 1 ? nnt_loadc(t + r * NNI_TW, cut) : nnt_load(t + r * NNI_TW);
    NNI_EACH(NNI_X)
#undef NNI_X
    for (; k; k--, a += as, q += qs) {
        const nnt w = nnt_set(*a);
#define NNI_X(r)                                                                                   \
    if (nv > r)                                                                                    \
        x##r = nnt_fma(                                                                            \
            w, cutting && nv == r + 1 ? nnt_loadc(q + r * NNI_TW, cut) : nnt_load(q + r * NNI_TW), \
            x##r);
        NNI_EACH(NNI_X)
#undef NNI_X
    }
#define NNI_X(r)                                                           \
    if (nv > r) {                                                          \
        if (cutting && nv == r + 1) nnt_storec(t + r * NNI_TW, x##r, cut); \
        else nnt_store(t + r * NNI_TW, x##r);                              \
    }
    NNI_EACH(NNI_X)
#undef NNI_X
#undef NNI_EACH
}
NNI_KF void NNI_TK(row_any)(size_t k, const nnie *a, size_t as, const nnie *q, size_t qs, nnie *t, size_t n)
{
    if (n == 8 * NNI_TW) { NNI_TK(row)(8, 0, k, a, as, q, qs, t, n); return; }
    if (n >= 4 * NNI_TW) {
        NNI_TK(row)(4, 0, k, a, as, q, qs, t, n);
        q += 4 * NNI_TW;
        t += 4 * NNI_TW;
        n -= 4 * NNI_TW;
    }
    /* what is left: a chain waits for itself, so all of them go together */
    switch (n / NNI_TW * 2 + (n % NNI_TW != 0)) {
    case 1: NNI_TK(row)(1, 1, k, a, as, q, qs, t, n); break;
    case 2: NNI_TK(row)(1, 0, k, a, as, q, qs, t, n); break;
    case 3: NNI_TK(row)(2, 1, k, a, as, q, qs, t, n); break;
    case 4: NNI_TK(row)(2, 0, k, a, as, q, qs, t, n); break;
    case 5: NNI_TK(row)(3, 1, k, a, as, q, qs, t, n); break;
    case 6: NNI_TK(row)(3, 0, k, a, as, q, qs, t, n); break;
    case 7: NNI_TK(row)(4, 1, k, a, as, q, qs, t, n); break;
    default: break;
    }
}
#if NNI_TILE == 32
/* t[0..n) = a Q for packed models: whole vectors, n a multiple of 16 */
NNI_KF void NNI_TK(row_packed)(size_t k, const float *a, const float *q, size_t qs, float *t, size_t n)
{
    size_t x, w;
    memset(t, 0, n * sizeof *t);
    for (x = 0; x < n; x += w) {
        w = n - x < 8 * NNI_W ? n - x : 8 * NNI_W;
        NNI_TK(row_any)(k, a, 1, q + x, qs, t + x, w);
    }
}
/* One row against B transposed: t[0..ng W) = a B^T. W x 4 blocks are turned in registers: no lane
 * ever holds two terms of one chain.
 * Several groups of rows hide the latency of fma; but where rows are 2 KiB or a multiple apart,
 * more than 16 push each other out of L1. */
NNI_KI void NNI_TK(row_turn)(const int ng, size_t k, const float *a, size_t as, const float *b,
                             size_t ldb, float *t)
{
    size_t l, i;
    nniv x0 = NNI_F(0.0f), x1 = x0, x2 = x0, x3 = x0;
#define NNI_EACH(X) X(0) X(1) X(2) X(3)
#define NNI_X(g)                                                                        \
    if (ng > g) {                                                                       \
        const float *s = b + (size_t)g * NNI_W * ldb;                                   \
        const nniv v0 = nniv_quad(s, ldb), v1 = nniv_quad(s + ldb, ldb),                \
                   v2 = nniv_quad(s + 2 * ldb, ldb), v3 = nniv_quad(s + 3 * ldb, ldb);  \
        const nniv t0 = nniv_zip(v0, v1), t1 = nniv_zip(v2, v3), t2 = nniv_zap(v0, v1), \
                   t3 = nniv_zap(v2, v3);                                               \
        x##g = nniv_fma(w0, nniv_zip2(t0, t1), x##g);                                   \
        x##g = nniv_fma(w1, nniv_zap2(t0, t1), x##g);                                   \
        x##g = nniv_fma(w2, nniv_zip2(t2, t3), x##g);                                   \
        x##g = nniv_fma(w3, nniv_zap2(t2, t3), x##g);                                   \
    }
    for (l = 0; l + 4 <= k; l += 4, a += 4 * as, b += 4) {
        const nniv w0 = nniv_set(a[0]), w1 = nniv_set(a[as]), w2 = nniv_set(a[2 * as]),
                   w3 = nniv_set(a[3 * as]);
        NNI_EACH(NNI_X)
    }
#undef NNI_X
#define NNI_X(g) if (ng > g) x##g = nniv_fma(w, nniv_load(v + g * NNI_W), x##g);
    for (; l < k; l++, a += as, b++) {
        const nniv w = nniv_set(*a);
        float v[4 * NNI_W];
        for (i = 0; i < (size_t)ng * NNI_W; i++) v[i] = b[i * ldb];
        NNI_EACH(NNI_X)
    }
#undef NNI_X
#define NNI_X(g) if (ng > g) nniv_store(t + g * NNI_W, x##g);
    NNI_EACH(NNI_X)
#undef NNI_X
#undef NNI_EACH
}
NNI_KF void NNI_TK(row_turn_far)(size_t k, const float *a, size_t as, const float *b, size_t ldb,
                                 float *t)
{
    NNI_TK(row_turn)(16 / NNI_W, k, a, as, b, ldb, t);
}
NNI_KF void NNI_TK(row_turn_near)(size_t k, const float *a, size_t as, const float *b, size_t ldb,
                                  float *t)
{
    NNI_TK(row_turn)(NNI_W == 4 ? 4 : 32 / NNI_W, k, a, as, b, ldb, t);
}
#endif
/* Batch 1: B as it stands (weights [in][out]: a packed model), or B transposed, turned 64 terms at
 * a time within L1. */
NNI_KF void NNI_TK(run_row)(const NNI_JOB *jb, size_t i0, size_t i1, size_t j0, size_t j1)
{
    nnie t[8 * NNI_TW], turned[64 * 8 * NNI_TW];
    const size_t k = jb->k, as = jb->ta ? jb->lda : 1;
    size_t i, s, l, x;
    for (i = i0; i < i1; i++) {
        const nnie *a = jb->a + (jb->ta ? i : i * jb->lda);
        s = j0;
#if NNI_TILE == 32
        if (jb->tb) for (; s + 16 <= j1; s += x) {
            x = s + 32 <= j1 && jb->ldb % 512 && NNI_W > 4 ? 32 : 16;
            (x == 16 ? NNI_TK(row_turn_far) : NNI_TK(row_turn_near))(k, a, as, jb->b + s * jb->ldb,
                                                                     jb->ldb, t);
            NNI_TK(finish)(jb, i, s, 1, x, t, x);
        }
#endif
        for (; s < j1; s += 8 * NNI_TW) {
            const size_t n = j1 - s < 8 * NNI_TW ? j1 - s : 8 * NNI_TW;
            for (x = 0; x < n; x++) t[x] = 0;
            if (jb->tb)
                for (l = 0; l < k; l += 64) {
                    const size_t kc = k - l < 64 ? k - l : 64;
                    NNI_TK(flip)(turned, 8 * NNI_TW, jb->b + s * jb->ldb + l, jb->ldb, n, kc);
                    NNI_TK(row_any)(kc, a + l * as, as, turned, 8 * NNI_TW, t, n);
                }
            else NNI_TK(row_any)(k, a, as, jb->b + s, jb->ldb, t, n);
            NNI_TK(finish)(jb, i, s, 1, n, t, n);
        }
    }
}
#if NNI_TILE == 32
/* t = P Q, m x n, nothing packed, nothing after the sums: for operands that lie in the first caches
 * (small nets of nn_mlp.h). P as the tiles take it: P[r][k] = p[r ps + k], or p[k ps + r] when cols. */
NNI_KF void NNI_TK(block)(size_t m, size_t n, size_t k, const float *p, size_t ps, int cols,
                          const float *q, size_t qs, float *t, size_t ldt)
{
    const size_t nb = (m + NNI_MR - 1) / NNI_MR;
    size_t s, b;
    for (s = 0; s < n; s += NNI_NR) {
        const size_t w = n - s < NNI_NR ? n - s : NNI_NR;
        const int part = NNI_PART(w);
        for (b = 0; b < nb; b++) {
            const size_t at = NNI_CUT_(m, nb, b), mr = NNI_CUT_(m, nb, b + 1) - at;
            NNI_TK(tile_of)(mr, part)(cols, k, p + (cols ? at : at * ps), ps, q + s, qs, NULL, 0,
                                      t + at * ldt + s, ldt, w);
        }
    }
}
#endif
NNI_KF void NNI_TK(gemm)(const NNI_JOB *jb, size_t i0, size_t i1, size_t j0, size_t j1, nnie *scratch)
{
    switch (jb->path) {
    case NNI_RUN_N:   NNI_TK(run_n)(jb, i0, i1, j0, j1, scratch); break;
    case NNI_RUN_W:   NNI_TK(run_w)(jb, i0, i1, j0, j1); break;
    case NNI_RUN_T:   NNI_TK(run_t)(jb, i0, i1, j0, j1, scratch); break;
    case NNI_RUN_BIG: NNI_TK(run_big)(jb, i0, i1, j0, j1, scratch); break;
    case NNI_RUN_ROW: NNI_TK(run_row)(jb, i0, i1, j0, j1); break;
    }
}
#undef NNI_CUT_
#undef NNI_PART
#undef NNI_ROWS
#undef NNI_LOWER
#undef NNI_NR
#undef NNI_AHEAD
#undef NNI_PAD
#undef NNI_TK
#undef NNI_TW
#undef NNI_JOB
#undef nnie
#undef nnt
#undef nnt_cut
#undef nnt_set
#undef nnt_load
#undef nnt_store
#undef nnt_mask
#undef nnt_loadc
#undef nnt_storec
#undef nnt_fma
#endif /* NNI_TILE */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
