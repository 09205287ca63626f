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
 *           NN_ALLOW_FAST_MATH   compile under -ffast-math at your own risk: results then depend on the compiler
 * SECTIONS  search for [STATUS] [ALLOC] [TENSOR] [DICT] [ISA] [ACT] [UPDATE] [GEMM] [MATH] [RNG] [LINALG] [QUANT]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_TENSOR_H_INCLUDED
#define NN_TENSOR_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#define NN_VERSION "0.1.0"

#if defined(__FAST_MATH__) && !defined(NN_ALLOW_FAST_MATH)
#error "nn: -ffast-math breaks 'one seed, one result'; drop it, or define NN_ALLOW_FAST_MATH and live without the promise"
#endif

#if defined(__GNUC__) || defined(__clang__)
#define NNI_UNUSED __attribute__((unused))
#define NNI_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define NNI_UNUSED
#define NNI_PRINTF(f, a)
#endif

/* NN_DEF stands before every public function, NNI_FN before every private one. */
#ifndef NN_DEF
#ifdef NN_STATIC
#define NN_DEF static NNI_UNUSED
#else
#define NN_DEF extern
#endif
#endif
#define NNI_FN static NNI_UNUSED

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

/* Details of a failure. Caller-owned, so threads never share one; every function takes a pointer that may be NULL.
 * Written only on failure. msg reads "where: what, expected, got", lower case, no full stop. */
typedef struct nn_error {
    nn_status status;
    size_t    offset, line, col;   /* byte from 0; line and column from 1; line 0 = not applicable */
    char      msg[192];            /* always terminated; long names are cut in the middle with "..." */
} nn_error;

/* nn_status_name: "NN_OK", "NN_E_ARG", ...; "NN_E_?" for a value that is none of them. Never NULL. */
NN_DEF const char *nn_status_name(nn_status s);

/* ==== [ALLOC] where memory comes from ==================================== */
/* All three functions, or none (all zero = libc malloc, realloc, free). `size` passed to release is the size that
 * was asked for. Hooks must be safe to call from the threads that call the library. Alignment is the library's to add. */
typedef struct nn_alloc {
    void *(*alloc)  (size_t size, void *user);
    void *(*resize) (void *p, size_t old_size, size_t new_size, void *user);
    void  (*release)(void *p, size_t size, void *user);
    void   *user;
} nn_alloc;

/* nn_mem_alloc: `size` bytes aligned to 64, not zeroed; NULL when the hook fails, when size is 0 or too large.
 * Free with nn_mem_free and the same hooks; a may be NULL (libc). nn_mem_free(NULL, ...) does nothing. */
NN_DEF void *nn_mem_alloc(size_t size, const nn_alloc *a);
NN_DEF void  nn_mem_free(void *p, size_t size, const nn_alloc *a);
/* nn_mem_resize: as realloc, keeps min(old, new) bytes and the alignment of 64; on failure NULL and p stays valid. */
NN_DEF void *nn_mem_resize(void *p, size_t old_size, size_t new_size, const nn_alloc *a);

/* An arena: many small allocations, freed together. Zero it, set alloc if wanted, use it, nn_arena_free it.
 * limit (bytes, 0 = none) bounds what it takes from the hook in all; beyond it nn_arena_get returns NULL. */
typedef struct nn_arena_block nn_arena_block;
typedef struct nn_arena {
    nn_arena_block *head;
    size_t          total, limit;
    nn_alloc        alloc;
} nn_arena;
/* nn_arena_get: size bytes (0 counts as 1) aligned to 16, not zeroed; NULL when memory or limit is exhausted. */
NN_DEF void *nn_arena_get(nn_arena *a, size_t size);
NN_DEF void  nn_arena_free(nn_arena *a);

/* ==== [TENSOR] the one array type ======================================== */
#define NN_MAX_DIMS 8

/* Element types. Text types have a width of their own per tensor; complex ones are stored and converted, not computed with. */
typedef enum nn_dtype {
    NN_DTYPE_NONE = 0,
    NN_F32, NN_F64, NN_F16, NN_BF16,             /* IEEE binary32, binary64, binary16; bfloat16   */
    NN_I8, NN_I16, NN_I32, NN_I64,               /* two's complement                              */
    NN_U8, NN_U16, NN_U32, NN_U64,
    NN_BOOL,                                     /* one byte, 0 or 1                              */
    NN_C64, NN_C128,                             /* complex: pairs (re, im) of F32, F64           */
    NN_UCS4,                                     /* fixed-width text, code points of 4 bytes, NUL-padded (NumPy U) */
    NN_BYTES                                     /* fixed-width bytes, NUL-padded (NumPy S)       */
} nn_dtype;

/* A contiguous row-major array in native byte order. shape[0..ndim-1]; ndim 0 = one scalar; any size may be 0.
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

/* nn_dtype_size: bytes of one element; 0 for NN_DTYPE_NONE, NN_UCS4 and NN_BYTES (their width is a tensor's own). */
NN_DEF size_t nn_dtype_size(nn_dtype t);
/* nn_dtype_name: "f32", "i64", "bool", "c64", "ucs4", ...; never NULL. nn_dtype_parse: the reverse, also NumPy's and
 * PyTorch's words ("float32", "int64", "bfloat16"); NN_DTYPE_NONE when unknown. */
NN_DEF const char *nn_dtype_name(nn_dtype t);
NN_DEF nn_dtype nn_dtype_parse(const char *name);

/* nn_tensor_make: a new zeroed array; *t must be zeroed or freed before (its old content is not released).
 *   shape [ndim] in; ndim <= NN_MAX_DIMS;  alloc NULL = libc
 * NN_E_ARG for a bad dtype (text goes through nn_tensor_make_text), NN_E_LIMIT for too many dimensions, NN_E_NOMEM. On failure *t is untouched. */
NN_DEF nn_status nn_tensor_make(nn_tensor *t, nn_dtype dtype, size_t ndim, const size_t *shape, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_tensor_make1(nn_tensor *t, nn_dtype dtype, size_t n, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_tensor_make2(nn_tensor *t, nn_dtype dtype, size_t rows, size_t cols, const nn_alloc *alloc, nn_error *err);
/* nn_tensor_make_text: dtype NN_UCS4 (width in code points) or NN_BYTES (width in bytes); width 0 is allowed. */
NN_DEF nn_status nn_tensor_make_text(nn_tensor *t, nn_dtype dtype, size_t width, size_t ndim, const size_t *shape, const nn_alloc *alloc, nn_error *err);
/* nn_tensor_raw: the same, but not zeroed: for readers and generators that write every byte once. width: text only, else 0. */
NN_DEF nn_status nn_tensor_raw(nn_tensor *t, nn_dtype dtype, size_t width, size_t ndim, const size_t *shape, const nn_alloc *alloc, nn_error *err);
/* nn_tensor_view: borrow memory of the caller's as a tensor; nothing is copied, nn_tensor_free will not release it. */
NN_DEF nn_tensor nn_tensor_view(void *data, nn_dtype dtype, size_t ndim, const size_t *shape);
/* nn_tensor_rows: view of rows [first, first + n) of t (ndim >= 1); NN_E_ARG when out of range. */
NN_DEF nn_status nn_tensor_rows(nn_tensor *view, const nn_tensor *t, size_t first, size_t n, nn_error *err);
/* nn_tensor_copy: a new owned copy of src. */
NN_DEF nn_status nn_tensor_copy(nn_tensor *t, const nn_tensor *src, const nn_alloc *alloc, nn_error *err);
/* nn_tensor_reshape: same elements, new shape; NN_E_ARG when the counts differ. */
NN_DEF nn_status nn_tensor_reshape(nn_tensor *t, size_t ndim, const size_t *shape, nn_error *err);
/* nn_tensor_free: release what is owned and zero the struct. Freeing a zeroed tensor or a view is fine. */
NN_DEF void nn_tensor_free(nn_tensor *t);
/* nn_tensor_count: number of elements (1 for a scalar, 0 for a zeroed struct). nn_tensor_bytes: count * itemsize. */
NN_DEF size_t nn_tensor_count(const nn_tensor *t);
NN_DEF size_t nn_tensor_bytes(const nn_tensor *t);
/* nn_tensor_text: element i of a text tensor as UTF-8 into buf (always terminated when cap > 0); returns the length
 * needed without the NUL, as snprintf does. Bytes of NN_BYTES are copied as they are. */
NN_DEF size_t nn_tensor_text(const nn_tensor *t, size_t i, char *buf, size_t cap);
/* nn_tensor_scalar_text / _f64 / _i64: a 0-d array holding a UTF-8 string (as UCS4), a double, an integer. Invalid
 * UTF-8 is NN_E_ARG. */
NN_DEF nn_status nn_tensor_scalar_text(nn_tensor *t, const char *utf8, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_tensor_scalar_f64(nn_tensor *t, double v, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_tensor_scalar_i64(nn_tensor *t, int64_t v, const nn_alloc *alloc, nn_error *err);

/* Typed pointers to the first element. The caller knows the dtype; NN_ASSERT checks it. */
NN_DEF float   *nn_f32(const nn_tensor *t);
NN_DEF double  *nn_f64(const nn_tensor *t);
NN_DEF int64_t *nn_i64(const nn_tensor *t);
NN_DEF uint8_t *nn_u8 (const nn_tensor *t);

/* ==== [DICT] ordered name -> tensor ====================================== */
/* What every checkpoint reader returns and every model loads from. Order is insertion order; names are unique. */
typedef struct nn_dict_item { char *name; nn_tensor value; } nn_dict_item;
typedef struct nn_dict {
    nn_dict_item *items;           /* [count]                                                      */
    size_t        count, room;
    nn_alloc      alloc;           /* for names and the table; the tensors carry their own         */
} nn_dict;
/* nn_dict_put: *t moves into the dict (and is zeroed); an equal name is replaced in place. On failure *t stays the caller's. */
NN_DEF nn_status nn_dict_put(nn_dict *d, const char *name, nn_tensor *t, nn_error *err);
/* nn_dict_get: the tensor of that name, owned by the dict, or NULL. */
NN_DEF nn_tensor *nn_dict_get(const nn_dict *d, const char *name);
/* nn_dict_remove: 1 when there was one, 0 when not; the order of the others stays. */
NN_DEF int nn_dict_remove(nn_dict *d, const char *name);
NN_DEF void nn_dict_free(nn_dict *d);

/* ==== [ISA] which kernels run, how many threads ========================== */
/* nn_isa_name: "ref", "avx2", "avx512" or "neon": the best that the compiler built, the CPU has and the system saves;
 * the environment variable NN_ISA lowers the choice (it never raises it). Every path gives the same bits. */
NN_DEF const char *nn_isa_name(void);
/* nn_thread_count: threads that a call with `threads = wanted` may use: wanted <= 0 = all that OpenMP offers;
 * 1 without OpenMP and inside a parallel region. */
NN_DEF int nn_thread_count(int wanted);
/* nn_denormals_ok: 1 when this thread computes with denormals, as every promise of the suite assumes; 0 when somebody (a
 * library linked with -ffast-math, say) switched on flush-to-zero or denormals-are-zero. Training refuses to run then. */
NN_DEF int nn_denormals_ok(void);

/* ==== [ACT] activations ================================================== */
/* Elementwise activations, as PyTorch defines them. */
typedef enum nn_act {
    NN_ACT_DEFAULT = 0,    /* ReLU where a network is described; identity in an epilogue            */
    NN_ACT_RELU,           /* x > 0 ? x : +0; NaN stays NaN                                         */
    NN_ACT_LEAKY_RELU,     /* x > 0 ? x : slope x; slope = act_param, 0 = 0.01                      */
    NN_ACT_GELU,           /* x/2 (1 + erf(x / sqrt 2))                                             */
    NN_ACT_GELU_TANH,      /* x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))                         */
    NN_ACT_TANH,
    NN_ACT_SIGMOID,
    NN_ACT_SILU,           /* x sigmoid(x)                                                          */
    NN_ACT_IDENTITY
} nn_act;
/* nn_act_name: "relu", "leaky_relu", "gelu", "gelu_tanh", ...; nn_act_parse: the reverse, NN_ACT_DEFAULT when unknown. */
NN_DEF const char *nn_act_name(nn_act a);
NN_DEF nn_act nn_act_parse(const char *name);
/* nn_act_needs_input: 1 when the derivative needs the pre-activation (gelu, gelu_tanh, silu); 0 when the output is enough. */
NN_DEF int nn_act_needs_input(nn_act a);
/* nn_act_forward: y[i] = act(x[i]), n elements; y may be x. nn_act_backward: dx[i] = dy[i] act'(i), where `saved` is the
 * pre-activation if nn_act_needs_input(a), else the output; dx may be dy. slope: leaky_relu only, 0 = 0.01. */
NN_DEF void nn_act_forward (float *y, const float *x, size_t n, nn_act a, float slope);
NN_DEF void nn_act_backward(float *dx, const float *dy, const float *saved, size_t n, nn_act a, float slope);

/* ==== [UPDATE] one optimizer step over n weights, in PyTorch 2.x's order of arithmetic ==== */
typedef enum nn_opt { NN_OPT_DEFAULT = 0 /* Adam */, NN_OPT_SGD, NN_OPT_ADAM, NN_OPT_ADAMW, NN_OPT_RMSPROP } nn_opt;
/* Constants of one step t >= 1, the same for every weight; made by nn_update_make from double hyper-parameters, each
 * rounded to float where PyTorch does (RNG-PARITY.md section 5 has the order of the arithmetic). */
typedef struct nn_update_desc {
    nn_opt kind;
    double lr;                        /* >= 0 */
    double momentum, dampening;       /* SGD, RMSprop (momentum only); literal */
    double beta1, beta2;              /* Adam, AdamW; literal; beta2 is RMSprop's alpha */
    double eps;                       /* literal */
    double weight_decay;              /* literal: 0 = none; L2 in the gradient, but decoupled in AdamW */
    int    nesterov;                  /* SGD */
    uint64_t t;                       /* step number, from 1 */
} nn_update_desc;
typedef struct nn_update {
    nn_opt kind;
    int    nesterov, first, has_momentum, has_decay;
    float  lr, momentum, one_minus_damp, one_minus_beta1, beta1, beta2, one_minus_beta2, eps, weight_decay, decay_factor;
    float  neg_step, sqrt_bc2;        /* -(lr / (1 - beta1^t)), sqrt(1 - beta2^t) */
} nn_update;
/* nn_update_make: NN_E_ARG when t is 0, or a value is not finite or out of range (lr, eps, weight_decay, momentum >= 0;
 * beta1, beta2 in [0,1); nesterov wants momentum > 0 and no dampening). */
NN_DEF nn_status nn_update_make(nn_update *u, const nn_update_desc *d, nn_error *err);
/* nn_update_apply: p[i] moves by gradient g[i]; m and v are the moments (SGD: m = momentum buffer or NULL, v unused;
 * RMSprop: v = square average, m = momentum buffer or NULL). n elements, elementwise, no reduction. */
NN_DEF void nn_update_apply(const nn_update *u, float *p, float *m, float *v, const float *g, size_t n);

/* ==== [GEMM] matrix products with epilogues ============================== */
/* C = epilogue(alpha op(A) op(B) + beta C), row-major; op(A) is [m,k], op(B) is [k,n], C is [m,n].
 * Each element is one chain acc = fma(a_k, b_k, acc) for k ascending from +0, then, each with one rounding:
 *   r = alpha acc (skipped at 1);  r = fma(beta, c, r) (skipped at 0, c not read);  r = r + bias[j];
 *   pre[i,j] = r (if asked);  r = act(r);  r = r * dact'(saved[i,j]);
 * so the bits depend on nothing but the numbers: not on tile, ISA, threads, leading dimensions or the other rows. */
typedef struct nn_gemm_desc {
    size_t m, n, k;
    const float *a; size_t lda; int trans_a;     /* A is [m,k], or [k,m] when trans_a; ld = floats between rows, 0 = packed */
    const float *b; size_t ldb; int trans_b;     /* B is [k,n], or [n,k] when trans_b                                       */
    float       *c; size_t ldc;                  /* [m,n]; must not overlap a, b                                            */
    float alpha;                                 /* 0 = 1                                                                   */
    float beta;                                  /* 0 = C is only written                                                   */
    const float *bias;                           /* [n] or NULL                                                             */
    nn_act act; float slope;                     /* NN_ACT_DEFAULT = none                                                   */
    float *pre; size_t ldpre;                    /* [m,n] or NULL: the value before act                                     */
    nn_act dact;                                 /* NN_ACT_DEFAULT = none; else multiply by its derivative at saved         */
    const float *saved; size_t ldsaved;          /* [m,n]: as nn_act_backward wants it                                      */
    const nn_update *update;                     /* not NULL: the result is the gradient of the weights C, which are updated */
    float *update_m, *update_v;                  /*   in place with moments of C's layout (ldc); beta must be 0, no act      */
    void *scratch; size_t scratch_bytes;         /* nn_gemm_scratch(...) bytes, or NULL: then nn_gemm allocates when it packs */
    nn_alloc alloc;                              /* for that case */
    int threads;                                 /* 0 = all, when the product is large enough to gain                        */
} nn_gemm_desc;
NN_DEF nn_status nn_gemm(const nn_gemm_desc *d, nn_error *err);
NN_DEF size_t nn_gemm_scratch(const nn_gemm_desc *d);
/* nn_gemm_ref: the same by three plain loops, always compiled: the oracle. nn_gemm_f64: the double twin of the product
 * (alpha, beta; no epilogue), same chain rule; used where sums are long (regression, PCA). */
NN_DEF void nn_gemm_ref(const nn_gemm_desc *d);
NN_DEF nn_status nn_gemm_f64(size_t m, size_t n, size_t k, double alpha, const double *a, size_t lda, int trans_a,
                             const double *b, size_t ldb, int trans_b, double beta, double *c, size_t ldc, int threads, nn_error *err);
/* nn_colsum: out[j] (+)= sum over rows i, ascending, of x[i,j]; one chain of additions per column (bias gradients). */
NN_DEF void nn_colsum(float *out, const float *x, size_t rows, size_t cols, size_t ldx, int accumulate);

/* ==== [MATH] our own transcendentals: the same bits on every machine ===== */
/* Scalars: <= 1 ulp in double, <= 2 ulp in float, NaN in NaN out, IEEE limits. Arrays: y[i] = f(x[i]), y may be x, the
 * same bits as the scalars. */
NN_DEF double nn_exp(double x);    NN_DEF float nn_expf(float x);     NN_DEF void nn_vexpf(float *y, const float *x, size_t n);
NN_DEF double nn_log(double x);    NN_DEF float nn_logf(float x);     NN_DEF void nn_vlogf(float *y, const float *x, size_t n);
NN_DEF double nn_log1p(double x);  NN_DEF double nn_expm1(double x);
NN_DEF double nn_tanh(double x);   NN_DEF float nn_tanhf(float x);    NN_DEF void nn_vtanhf(float *y, const float *x, size_t n);
NN_DEF double nn_sigmoid(double x); NN_DEF float nn_sigmoidf(float x); NN_DEF void nn_vsigmoidf(float *y, const float *x, size_t n);
NN_DEF double nn_erf(double x);    NN_DEF float nn_erff(float x);     NN_DEF void nn_verff(float *y, const float *x, size_t n);
NN_DEF void   nn_sincos(double x, double *s, double *c);              NN_DEF double nn_pow(double x, double y);
/* Reductions in the fixed order of NUMERICS.md section 2 (16 lanes, blocks of 4,096, tree 8-4-2-1). */
NN_DEF float  nn_sum_f32(const float *x, size_t n);   NN_DEF double nn_sum_f64(const double *x, size_t n);
/* dot: the lane takes acc = fma(x, y, acc). */
NN_DEF float  nn_dot_f32(const float *x, const float *y, size_t n);   NN_DEF double nn_dot_f64(const double *x, const double *y, size_t n);
NN_DEF double nn_sumsq_f32(const float *x, size_t n);   /* squares and sum in double: gradient norms */
/* nn_tensor_convert: a new owned tensor of another numeric dtype; round to nearest even; float -> integer truncates
 * toward zero and refuses what does not fit (NN_E_ARG names the element), complex only to complex. */
NN_DEF nn_status nn_tensor_convert(nn_tensor *t, const nn_tensor *src, nn_dtype dtype, const nn_alloc *alloc, nn_error *err);
/* nn_tensor_get_f64: element i as a double (integers beyond 2^53 are rounded; text is 0). */
NN_DEF double nn_tensor_get_f64(const nn_tensor *t, size_t i);
NN_DEF float nn_f16_to_f32(uint16_t h);  NN_DEF uint16_t nn_f32_to_f16(float f);
NN_DEF float nn_bf16_to_f32(uint16_t h); NN_DEF uint16_t nn_f32_to_bf16(float f);

/* ==== [RNG] random streams =============================================== */
/* The suite's own stream, Philox 4x32-10 (Salmon et al., SC 2011): keyed by (seed, stream, index), so that example k can
 * be made alone; NUMERICS.md section 8 fixes every derived draw. Streams are one enum so that no two uses collide;
 * the numbers never change once data is published. */
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
    NN_STREAM_NOISE = 16     /* label noise                                   */
} nn_stream;
typedef struct nn_rng { uint32_t key[2], ctr[4], out[4]; unsigned used; } nn_rng;
NN_DEF nn_rng   nn_rng_make(uint64_t seed, uint32_t stream, uint64_t index);
NN_DEF uint32_t nn_rng_u32(nn_rng *r);
NN_DEF uint64_t nn_rng_u64(nn_rng *r);                       /* first draw is the high half */
NN_DEF float    nn_rng_f32(nn_rng *r);                       /* [0,1), 24 bits */
NN_DEF double   nn_rng_f64(nn_rng *r);                       /* [0,1), 53 bits */
NN_DEF uint64_t nn_rng_below(nn_rng *r, uint64_t n);         /* 0..n-1, unbiased (Lemire); n >= 1 */
NN_DEF void     nn_rng_normals(nn_rng *r, double *out, size_t n);   /* Box-Muller, both values in order; an odd last one drops its twin */
NN_DEF void     nn_rng_shuffle(nn_rng *r, size_t *idx, size_t n);   /* Fisher-Yates from the top */

/* NumPy's RandomState (legacy MT19937); RNG-PARITY.md section 2. Zero is not a state: seed it first. */
typedef struct nn_mt { uint32_t mt[624]; unsigned pos; int has_gauss; double gauss; } nn_mt;
NN_DEF void     nn_mt_seed(nn_mt *s, uint32_t seed);                               /* RandomState(seed) */
NN_DEF void     nn_mt_seed_array(nn_mt *s, const uint32_t *key, size_t n);         /* RandomState([..]); n >= 1 */
NN_DEF uint32_t nn_mt_u32(nn_mt *s);
NN_DEF double   nn_mt_rand(nn_mt *s);                                              /* random_sample() */
NN_DEF double   nn_mt_normal(nn_mt *s);                                            /* standard_normal(), polar */
NN_DEF void     nn_mt_rands(nn_mt *s, double *out, size_t n);
NN_DEF void     nn_mt_normals(nn_mt *s, double *out, size_t n);
NN_DEF double   nn_mt_exponential(nn_mt *s);
NN_DEF uint64_t nn_mt_interval(nn_mt *s, uint64_t max);                            /* 0..max, masked rejection */
NN_DEF int64_t  nn_mt_randint(nn_mt *s, int64_t lo, int64_t hi);                   /* lo..hi-1, default dtype */
NN_DEF void     nn_mt_shuffle(nn_mt *s, int64_t *idx, size_t n);                   /* shuffle(x): n - 1 draws */
NN_DEF void     nn_mt_permutation(nn_mt *s, int64_t *out, size_t n);               /* permutation(n); choice(n,k,replace=False) = its first k */
/* PyTorch's CPU generator on the same engine; RNG-PARITY.md section 4. */
typedef struct nn_torch_rng { nn_mt mt; int has_normal; double normal; } nn_torch_rng;
NN_DEF void     nn_torch_seed(nn_torch_rng *g, uint64_t seed);                     /* manual_seed */
NN_DEF void     nn_torch_uniform(nn_torch_rng *g, float *out, size_t n, float from, float to);   /* uniform_, the FMA builds' rounding */
NN_DEF void     nn_torch_normal(nn_torch_rng *g, float *out, size_t n, float mean, float std);   /* normal_: both regimes, n < 16 and n >= 16 */
NN_DEF double   nn_torch_rand64(nn_torch_rng *g);
NN_DEF int64_t  nn_torch_randint(nn_torch_rng *g, int64_t lo, int64_t hi);
NN_DEF int64_t  nn_torch_random(nn_torch_rng *g);                                  /* int64 random_() */
NN_DEF void     nn_torch_randperm(nn_torch_rng *g, int64_t *out, size_t n);
/* NumPy's default_rng (SeedSequence + PCG64); RNG-PCG64.md. */
typedef struct nn_pcg { uint64_t state_hi, state_lo, inc_hi, inc_lo; uint32_t half; int has_half; } nn_pcg;
NN_DEF void     nn_pcg_seed(nn_pcg *g, uint64_t seed);
NN_DEF uint64_t nn_pcg_u64(nn_pcg *g);
NN_DEF uint32_t nn_pcg_u32(nn_pcg *g);
NN_DEF double   nn_pcg_random(nn_pcg *g);
NN_DEF double   nn_pcg_uniform(nn_pcg *g, double lo, double hi);
NN_DEF int64_t  nn_pcg_integers(nn_pcg *g, int64_t lo, int64_t hi);                /* lo..hi-1 */
NN_DEF void     nn_pcg_shuffle(nn_pcg *g, int64_t *idx, size_t n);
NN_DEF void     nn_pcg_permutation(nn_pcg *g, int64_t *out, size_t n);
NN_DEF uint64_t nn_pcg_bounded(nn_pcg *g, uint64_t r);                             /* 0..r inclusive: integers(0, r, endpoint=True) */
NN_DEF float    nn_pcg_random_f32(nn_pcg *g);                                      /* random(dtype=float32) */
/* choice(n, k, p=...): probabilities [n], >= 0, sum 1 within 1.5e-8 */
NN_DEF nn_status nn_pcg_choice_p(nn_pcg *g, int64_t *out, size_t n, size_t k, const double *p, int replace, const nn_alloc *alloc, nn_error *err);
NN_DEF void     nn_pcg_seed_words(nn_pcg *g, const uint32_t *entropy, size_t n);   /* SeedSequence words, least significant first; n >= 1 */
NN_DEF nn_status nn_pcg_choice(nn_pcg *g, int64_t *out, size_t n, size_t k, int replace, const nn_alloc *alloc, nn_error *err);
NN_DEF int64_t  nn_pcg_binomial(nn_pcg *g, int64_t n, double p);                   /* min(n p, n (1-p)) <= 30, else -1 */
NN_DEF double   nn_pcg_normal(nn_pcg *g);
NN_DEF double   nn_pcg_exponential(nn_pcg *g);

/* ==== [LINALG] small dense linear algebra, in double ===================== */
/* Row-major packed arrays of the caller's, except nn_pca. Every sum has one fixed order, every iteration one fixed order and
 * stopping rule: the same bits on every machine. NaN or Inf in the input is NN_E_NONFINITE; no memory is NN_E_NOMEM; outputs
 * are written only on success and must not overlap the inputs unless it says so.
 * Sign rule of every vector that has no sign of its own: its component of largest magnitude is positive, ties to the lowest index. */

/* nn_eigh: a = v^T diag(w) v for a symmetric a (the lower triangle is read), by cyclic Jacobi (Golub & Van Loan section 8.5).
 *   w [n] out  eigenvalues, descending;   v [n,n] out or NULL  row i = unit eigenvector i, sign rule above;   a [n,n] in
 * O(n^3) per sweep, 6 to 10 sweeps; meant for n up to about 1,000. n = 0 is fine. */
NN_DEF nn_status nn_eigh(double *w, double *v, const double *a, size_t n, const nn_alloc *alloc, nn_error *err);
/* nn_svd: a = u diag(s) vt with r = min(m, n), by one-sided Jacobi after a QR step when the sides differ much.
 *   u [m,r] out or NULL;   s [r] out  singular values, descending, >= 0;   vt [r,n] out or NULL;   a [m,n] in
 * The sign rule holds for the rows of vt; u follows. Columns of u (rows of vt) that belong to a zero singular value are
 * completed to an orthonormal set. */
NN_DEF nn_status nn_svd(double *u, double *s, double *vt, const double *a, size_t m, size_t n, const nn_alloc *alloc, nn_error *err);
/* nn_cholesky: l l^T = a, l lower triangular with zeros above; l may be a; only a's lower triangle is read.
 * NN_E_ARG when a is not positive definite to working precision (the message names the pivot); then l is garbage, a too if l is a. */
NN_DEF nn_status nn_cholesky(double *l, const double *a, size_t n, nn_error *err);
/* nn_cholesky_solve: x = a^-1 b for a symmetric positive definite a: x, b [n,k] (x may be b), a [n,n] in, kept. */
NN_DEF nn_status nn_cholesky_solve(double *x, const double *a, const double *b, size_t n, size_t k, const nn_alloc *alloc, nn_error *err);

/* Principal components of the rows of x. */
typedef struct nn_pca_desc {
    size_t   n_components;     /* 0 = min(n, d); more than that is NN_E_ARG                                    */
    int      uncentered;       /* 1 = plain SVD of x: mean stays 0                                             */
    int      randomized;       /* 1 = Halko, Martinsson & Tropp (2011): for wide and long x and few components */
    size_t   oversample;       /*     0 = 10 */
    int      power_iterations; /*     0 = 4 */
    uint64_t seed;             /*     of the sketch */
    nn_alloc alloc;
} nn_pca_desc;
typedef struct nn_pca {
    size_t    n, d, k;         /* rows seen, columns, components kept                                          */
    nn_tensor mean;            /* [d] f64 */
    nn_tensor components;      /* [k,d] f64, orthonormal rows, sign rule                                       */
    nn_tensor singular;        /* [k] f64 of the centred x, descending                                         */
    nn_tensor variance;        /* [k] f64 = singular^2 / (n - 1)  (n = 1: 0)                                   */
    nn_tensor ratio;           /* [k] f64, share of the total variance (total 0: 0)                            */
} nn_pca;
/* nn_pca_fit: x [n,d] of f64, f32, f16 or bf16, n and d >= 1. Exact mode works on the smaller Gram side or a QR, so that with
 * d >> n nothing of size d x d is formed. *p must be zeroed or freed before. */
NN_DEF nn_status nn_pca_fit(nn_pca *p, const nn_tensor *x, const nn_pca_desc *desc, nn_error *err);
/* nn_pca_transform: out [n,k] f64, new: (x - mean) components^T. nn_pca_inverse: out [n,d] f64, new: scores components + mean. */
NN_DEF nn_status nn_pca_transform(nn_tensor *out, const nn_pca *p, const nn_tensor *x, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_pca_inverse(nn_tensor *out, const nn_pca *p, const nn_tensor *scores, const nn_alloc *alloc, nn_error *err);
NN_DEF void nn_pca_free(nn_pca *p);

/* ==== [QUANT] quantizers ================================================= */
typedef enum nn_quant_kind {
    NN_QUANT_NONE = 0,
    NN_QUANT_INT8,           /* q = round(w / s) in +-127, s = max|w| / 127                                     */
    NN_QUANT_INT4,           /* q in +-7, s = max|w| / 7                                                        */
    NN_QUANT_TERNARY,        /* q = sign(w) where |w| >= threshold * max|w|, else 0; s = mean |w| of the kept   */
    NN_QUANT_BINARY          /* q = sign(w), 0 -> +1; s = mean |w|                                              */
} nn_quant_kind;
typedef struct nn_quant_desc {
    nn_quant_kind kind;
    int      per_channel;    /* 0 = one scale; 1 = one per row of the first dimension (an output unit's weights) */
    int      drop_scale;     /* 1 = s is 1 afterwards: the integers themselves, magnitude lost (WORKFLOWS.md section 2, keep_scale: false) */
    double   threshold;      /* ternary: 0 = 0.2; in (0, 1]                                                     */
    int      mean_rule;      /* ternary: 1 = BitNet b1.58 (Ma et al. 2024): s = mean |w|, q = round(w / s) in +-1 */
    nn_alloc alloc;
} nn_quant_desc;
/* A quantized array. value = q * scale. Rounding is half to even; the quotient is taken in double. All-zero channels have scale 0
 * and q 0 (binary: q +1, scale 0). Scales that underflow float keep exactness no longer: they are rounded to float once, denormals included. */
typedef struct nn_quant {
    nn_quant_kind kind;
    size_t    shape[NN_MAX_DIMS], ndim, count;
    nn_tensor scale;         /* [1] or [shape[0]] f32                                                          */
    nn_tensor packed;        /* u8: int8 one byte each; int4 two per byte, low nibble first, two's complement; ternary five per
                                byte, sum (q_i + 1) 3^i; binary eight per byte, bit i of byte, 1 = +1. The last byte is padded with zeros
                                (ternary: with q = -1, the digit 0) */
} nn_quant;
/* nn_quantize: w f32, f64, f16 or bf16 (a 0-d or 1-d array counts as one channel). NN_E_NONFINITE names the first NaN or Inf. *q zeroed or freed before. */
NN_DEF nn_status nn_quantize(nn_quant *q, const nn_tensor *w, const nn_quant_desc *d, nn_error *err);
/* nn_dequantize: a new f32 tensor (float)(q * scale). nn_quant_codes: a new i8 tensor of the q. nn_quant_pack: the reverse of codes, into bytes. */
NN_DEF nn_status nn_dequantize(nn_tensor *w, const nn_quant *q, const nn_alloc *alloc, nn_error *err);
NN_DEF nn_status nn_quant_codes(nn_tensor *codes, const nn_quant *q, const nn_alloc *alloc, nn_error *err);
NN_DEF void nn_quant_free(nn_quant *q);
/* nn_quant_bytes: packed bytes of n codes. nn_quant_pack / _unpack: n codes <-> nn_quant_bytes(kind, n) bytes. */
NN_DEF size_t nn_quant_bytes(nn_quant_kind kind, size_t n);
NN_DEF void nn_quant_pack(uint8_t *out, const int8_t *codes, size_t n, nn_quant_kind kind);
NN_DEF void nn_quant_unpack(int8_t *codes, const uint8_t *in, size_t n, nn_quant_kind kind);
/* nn_fake_quantize: out[r,c] = dequantized(quantized(w[r,c])) in float, rows x cols, out may be w: what quantization-aware training
 * and "quantize both models" use; no allocation. NN_E_NONFINITE and out untouched on NaN or Inf. */
NN_DEF nn_status nn_fake_quantize(float *out, const float *w, size_t rows, size_t cols, const nn_quant_desc *d, nn_error *err);
/* nn_round_to: every f32 of x rounded to the nearest f16 or bf16 value (ties to even), in place. NN_F32 does nothing. */
NN_DEF nn_status nn_round_to(float *x, size_t n, nn_dtype dtype, nn_error *err);
/* nn_quant_kind_name: "none", "int8", "int4", "ternary", "binary"; nn_quant_kind_parse: the reverse, -1 when unknown. */
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
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Which instruction sets this compiler can build; the choice among them is made when the program runs. */
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(__TINYC__)
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

/* No compiler may fuse or reorder on its own (wanted fusions are written as fma): every implementation section stands
 * between these two. gcc honours the option at every -O, also for intrinsics; clang takes the standard pragma. */
#if defined(__clang__)
#define NNI_FP_BEGIN _Pragma("STDC FP_CONTRACT OFF")
#define NNI_FP_END   _Pragma("STDC FP_CONTRACT DEFAULT")
#elif defined(__GNUC__) && !defined(__TINYC__)
#define NNI_FP_BEGIN _Pragma("GCC push_options") _Pragma("GCC optimize(\"fp-contract=off\")")
#define NNI_FP_END   _Pragma("GCC pop_options")
#else
#define NNI_FP_BEGIN
#define NNI_FP_END
#endif

/* OpenMP pragmas vanish without it: NNI_OMP(parallel for) */
#ifdef _OPENMP
#include <omp.h>
#define NNI_PRAGMA(x) _Pragma(#x)
#define NNI_OMP(x) NNI_PRAGMA(omp x)
#else
#define NNI_OMP(x)
#endif

NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors: the shared private helpers of all six headers --------------- */

/* Fill *err (may be NULL) and return s, so that failing reads `return nni_fail(err, NN_E_ARG, "...", ...)`. */
NNI_FN nn_status nni_fail(nn_error *err, nn_status s, const char *fmt, ...) NNI_PRINTF(3, 4);
NNI_FN nn_status nni_fail_at(nn_error *err, nn_status s, size_t offset, size_t line, size_t col, const char *fmt, ...) NNI_PRINTF(6, 7);

NNI_FN void nni_verror(nn_error *err, nn_status s, size_t offset, size_t line, size_t col, const char *fmt, va_list ap)
{
    if (!err) return;
    err->status = s;
    err->offset = offset;
    err->line   = line;
    err->col    = col;
    (void)vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    err->msg[sizeof err->msg - 1] = 0;
}
NNI_FN nn_status nni_fail(nn_error *err, nn_status s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    nni_verror(err, s, 0, 0, 0, fmt, ap);
    va_end(ap);
    return s;
}
NNI_FN nn_status nni_fail_at(nn_error *err, nn_status s, size_t offset, size_t line, size_t col, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    nni_verror(err, s, offset, line, col, fmt, ap);
    va_end(ap);
    return s;
}
/* nni_name: a caller's name for a message; long ones keep their head and tail ("a/long...name"), so that what was
 * expected and got still fits into nn_error.msg. buf [64]. */
NNI_FN const char *nni_name(char *buf, const char *name)
{
    size_t n = name ? strlen(name) : 0;
    if (n < 64) { memcpy(buf, name ? name : "", n + (name ? 1u : 0u)); if (!name) buf[0] = 0; return buf; }
    memcpy(buf, name, 28);
    memcpy(buf + 28, "...", 3);
    memcpy(buf + 31, name + n - 32, 33);
    return buf;
}

/* Checked size arithmetic: 1 = fine, 0 = would overflow (and *out is untouched). */
NNI_FN int nni_mul(size_t a, size_t b, size_t *out)
{
    if (b != 0 && a > SIZE_MAX / b) return 0;
    *out = a * b;
    return 1;
}
NNI_FN int nni_add(size_t a, size_t b, size_t *out)
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

/* ---- memory ------------------------------------------------------------- */
#define NNI_ALIGN ((size_t)64)

/* The hook's block starts 1..64 bytes before ours; the byte before ours says how many. */
NNI_FN void *nni_align_up(unsigned char *raw)
{
    size_t pad = NNI_ALIGN - (size_t)((uintptr_t)raw & (NNI_ALIGN - 1));
    raw[pad - 1] = (unsigned char)pad;
    return raw + pad;
}
NN_DEF void *nn_mem_alloc(size_t size, const nn_alloc *a)
{
    size_t total;
    unsigned char *raw;
    if (size == 0 || !nni_add(size, NNI_ALIGN, &total) || total > (size_t)PTRDIFF_MAX) return NULL;
    raw = (unsigned char *)(a && a->alloc ? a->alloc(total, a->user) : malloc(total));
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
    if (new_size == 0 || !nni_add(new_size, NNI_ALIGN, &total) || total > (size_t)PTRDIFF_MAX) return NULL;
    pad = u[-1];
    raw = (unsigned char *)(a && a->resize ? a->resize(u - pad, old_size + NNI_ALIGN, total, a->user) : realloc(u - pad, total));
    if (!raw) return NULL;
    if (NNI_ALIGN - (size_t)((uintptr_t)raw & (NNI_ALIGN - 1)) != pad) {   /* the hook moved it to another alignment */
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
    if (!nni_mul(count, size, &bytes)) return NULL;
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
    need = (need + 15u) & ~(size_t)15;
    if (!b || b->size - b->used < need) {
        /* blocks double up to 1 MiB, so that small documents stay small and large ones cost few calls */
        size_t room = b ? (b->size < ((size_t)1 << 19) ? b->size * 2 : (size_t)1 << 20) : 4096, bytes;
        if (room < need) room = need;
        if (!nni_add(room, head, &bytes)) return NULL;
        if (a->limit && (bytes > a->limit || a->total > a->limit - bytes)) return NULL;
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

/* ---- tensors ------------------------------------------------------------ */
NN_DEF size_t nn_dtype_size(nn_dtype t)
{
    switch (t) {
    case NN_I8: case NN_U8: case NN_BOOL:               return 1;
    case NN_F16: case NN_BF16: case NN_I16: case NN_U16: return 2;
    case NN_F32: case NN_I32: case NN_U32:              return 4;
    case NN_F64: case NN_I64: case NN_U64: case NN_C64: return 8;
    case NN_C128:                                       return 16;
    case NN_DTYPE_NONE: case NN_UCS4: case NN_BYTES:    break;
    }
    return 0;
}
/* [dtype] short name, NumPy's or PyTorch's word */
static const char *const nni_dtype_names[NN_BYTES + 1][2] = {
    { "none", "none" }, { "f32", "float32" }, { "f64", "float64" }, { "f16", "float16" }, { "bf16", "bfloat16" },
    { "i8", "int8" }, { "i16", "int16" }, { "i32", "int32" }, { "i64", "int64" },
    { "u8", "uint8" }, { "u16", "uint16" }, { "u32", "uint32" }, { "u64", "uint64" },
    { "bool", "bool" }, { "c64", "complex64" }, { "c128", "complex128" }, { "ucs4", "str" }, { "bytes", "bytes" }
};
NN_DEF const char *nn_dtype_name(nn_dtype t)
{
    return (int)t >= 0 && t <= NN_BYTES ? nni_dtype_names[t][0] : "none";
}
NN_DEF nn_dtype nn_dtype_parse(const char *name)
{
    int i;
    for (i = 1; name && i <= (int)NN_BYTES; i++)
        if (strcmp(name, nni_dtype_names[i][0]) == 0 || strcmp(name, nni_dtype_names[i][1]) == 0) return (nn_dtype)i;
    return NN_DTYPE_NONE;
}

/* Bytes of an array; 0 = overflow (then *ok is 0). Every dimension takes part in the overflow check, also beside a 0. */
NNI_FN int nni_shape_bytes(size_t itemsize, size_t ndim, const size_t *shape, size_t *count, size_t *bytes)
{
    size_t i, n = 1, nz = itemsize ? itemsize : 1;
    for (i = 0; i < ndim; i++) {
        if (!nni_mul(n, shape[i], &n)) return 0;
        if (shape[i] && !nni_mul(nz, shape[i], &nz)) return 0;
    }
    if (nz > (size_t)PTRDIFF_MAX) return 0;
    *count = n;
    *bytes = n * itemsize;
    return 1;
}
NN_DEF nn_status nn_tensor_raw(nn_tensor *t, nn_dtype dtype, size_t width, size_t ndim, const size_t *shape, const nn_alloc *alloc, nn_error *err)
{
    nn_tensor r = NN_ZERO;
    size_t count, bytes, i;
    if (dtype <= NN_DTYPE_NONE || dtype > NN_BYTES) return nni_fail(err, NN_E_ARG, "nn_tensor_make: unknown dtype %d", (int)dtype);
    if (ndim > NN_MAX_DIMS) return nni_fail(err, NN_E_LIMIT, "nn_tensor_make: expected at most %d dimensions, got %zu", NN_MAX_DIMS, ndim);
    r.itemsize = nn_dtype_size(dtype);
    if (dtype == NN_BYTES) r.itemsize = width;
    if (dtype == NN_UCS4 && !nni_mul(width, 4, &r.itemsize)) return nni_fail(err, NN_E_NOMEM, "nn_tensor_make: size overflows");
    if (!nni_shape_bytes(r.itemsize, ndim, shape, &count, &bytes)) return nni_fail(err, NN_E_NOMEM, "nn_tensor_make: size overflows");
    r.dtype = dtype;
    r.ndim = ndim;
    for (i = 0; i < ndim; i++) r.shape[i] = shape[i];
    if (alloc) r.alloc = *alloc;
    r.capacity = bytes ? bytes : 1;      /* an empty array still owns a byte: data is never NULL in a made tensor */
    r.data = nn_mem_alloc(r.capacity, &r.alloc);
    if (!r.data) return nni_fail(err, NN_E_NOMEM, "nn_tensor_make: out of memory, %zu bytes wanted", r.capacity);
    *t = r;
    return NN_OK;
}
NN_DEF nn_status nn_tensor_make_text(nn_tensor *t, nn_dtype dtype, size_t width, size_t ndim, const size_t *shape, const nn_alloc *alloc, nn_error *err)
{
    nn_status s;
    if (dtype != NN_UCS4 && dtype != NN_BYTES) return nni_fail(err, NN_E_ARG, "nn_tensor_make_text: dtype must be ucs4 or bytes, got %s", nn_dtype_name(dtype));
    s = nn_tensor_raw(t, dtype, width, ndim, shape, alloc, err);
    if (s == NN_OK) memset(t->data, 0, t->capacity);
    return s;
}
NN_DEF nn_status nn_tensor_make(nn_tensor *t, nn_dtype dtype, size_t ndim, const size_t *shape, const nn_alloc *alloc, nn_error *err)
{
    nn_status s;
    if (nn_dtype_size(dtype) == 0) return nni_fail(err, NN_E_ARG, "nn_tensor_make: dtype %s has no fixed size", nn_dtype_name(dtype));
    s = nn_tensor_raw(t, dtype, 0, ndim, shape, alloc, err);
    if (s == NN_OK) memset(t->data, 0, t->capacity);
    return s;
}
NN_DEF nn_status nn_tensor_make1(nn_tensor *t, nn_dtype dtype, size_t n, const nn_alloc *alloc, nn_error *err)
{
    return nn_tensor_make(t, dtype, 1, &n, alloc, err);
}
NN_DEF nn_status nn_tensor_make2(nn_tensor *t, nn_dtype dtype, size_t rows, size_t cols, const nn_alloc *alloc, nn_error *err)
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
    if (t->ndim < 1) return nni_fail(err, NN_E_ARG, "nn_tensor_rows: a scalar has no rows");
    if (first > t->shape[0] || n > t->shape[0] - first)
        return nni_fail(err, NN_E_ARG, "nn_tensor_rows: rows %zu to %zu wanted, the tensor has %zu", first, first + n, t->shape[0]);
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
    if (ndim > NN_MAX_DIMS) return nni_fail(err, NN_E_LIMIT, "nn_tensor_reshape: expected at most %d dimensions, got %zu", NN_MAX_DIMS, ndim);
    if (!nni_shape_bytes(t->itemsize, ndim, shape, &count, &bytes) || count != nn_tensor_count(t))
        return nni_fail(err, NN_E_ARG, "nn_tensor_reshape: the new shape must hold %zu elements", nn_tensor_count(t));
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

/* One code point as UTF-8 (RFC 3629); returns 1..4 bytes, or 0 for what is not a Unicode scalar value. */
NNI_FN size_t nni_utf8_put(char out[4], uint32_t c)
{
    if (c < 0x80) { out[0] = (char)c; return 1; }
    if (c < 0x800) { out[0] = (char)(0xC0 | (c >> 6)); out[1] = (char)(0x80 | (c & 63)); return 2; }
    if (c >= 0xD800 && c < 0xE000) return 0;
    if (c < 0x10000) { out[0] = (char)(0xE0 | (c >> 12)); out[1] = (char)(0x80 | ((c >> 6) & 63)); out[2] = (char)(0x80 | (c & 63)); return 3; }
    if (c > 0x10FFFF) return 0;
    out[0] = (char)(0xF0 | (c >> 18)); out[1] = (char)(0x80 | ((c >> 12) & 63)); out[2] = (char)(0x80 | ((c >> 6) & 63)); out[3] = (char)(0x80 | (c & 63));
    return 4;
}
/* One code point from n > 0 bytes; returns the bytes taken, or 0 when they are not UTF-8 (overlong, surrogate, cut). */
NNI_FN size_t nni_utf8_get(const char *s, size_t n, uint32_t *c)
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
    if ((len == 3 && v < 0x800) || (len == 4 && (v < 0x10000 || v > 0x10FFFF)) || (v >= 0xD800 && v < 0xE000)) return 0;
    *c = v;
    return len;
}
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
            w = nni_utf8_put(u, c);
            if (!w) w = nni_utf8_put(u, 0xFFFD);
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
        if ((w = nni_utf8_get(utf8 + i, n - i, &c)) == 0) return nni_fail_at(err, NN_E_ARG, i, 0, 0, "nn_tensor_scalar_text: byte %zu is not valid utf-8", i);
    s = nn_tensor_make_text(t, NN_UCS4, width, 0, NULL, alloc, err);
    if (s != NN_OK) return s;
    for (i = 0, width = 0; i < n; i += w, width++) {
        w = nni_utf8_get(utf8 + i, n - i, &c);
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
NN_DEF uint8_t *nn_u8 (const nn_tensor *t) { NN_ASSERT(t->dtype == NN_U8 || t->dtype == NN_BOOL); return (uint8_t *)t->data; }

/* ---- dictionary --------------------------------------------------------- */
/* A checkpoint holds tens of tensors: a linear search over contiguous names is faster there than any hash. */
NNI_FN size_t nni_dict_find(const nn_dict *d, const char *name)
{
    size_t i;
    for (i = 0; i < d->count; i++) if (strcmp(d->items[i].name, name) == 0) return i;
    return d->count;
}
NN_DEF nn_status nn_dict_put(nn_dict *d, const char *name, nn_tensor *t, nn_error *err)
{
    nn_tensor zero = NN_ZERO;
    size_t i = nni_dict_find(d, name), len = strlen(name) + 1;
    char *copy;
    if (i < d->count) {
        nn_tensor_free(&d->items[i].value);
        d->items[i].value = *t;
        *t = zero;
        return NN_OK;
    }
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 16, bytes;
        nn_dict_item *items = NULL;
        if (nni_mul(room, sizeof *items, &bytes))
            items = (nn_dict_item *)nn_mem_resize(d->items, d->room * sizeof *items, bytes, &d->alloc);
        if (!items) return nni_fail(err, NN_E_NOMEM, "nn_dict_put: out of memory for %zu entries", room);
        d->items = items;
        d->room = room;
    }
    copy = (char *)nn_mem_alloc(len, &d->alloc);
    if (!copy) return nni_fail(err, NN_E_NOMEM, "nn_dict_put: out of memory for a name of %zu bytes", len);
    memcpy(copy, name, len);
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
    d->items = NULL;
    d->count = d->room = 0;
}

/* ---- [ISA] -------------------------------------------------------------- */
/* fma in float, correctly rounded everywhere: the instruction where it is compiled in, else exactly through double. The
 * product of two floats is exact in double; the sum is rounded to odd (so that the last step cannot round twice: 53 bits
 * are more than 2 x 24 + 2, and a float's denormal only keeps fewer), then to float. */
#if (defined(__FMA__) || defined(__aarch64__)) && (defined(__GNUC__) || defined(__clang__)) && !defined(__TINYC__)
NNI_FN inline float nni_fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
NNI_FN float nni_fmaf(float a, float b, float c)
{
    double p = (double)a * (double)b, q = (double)c, s = p + q, t, e;
    uint64_t u;
    t = s - p;
    e = (p - (s - t)) + (q - t);                       /* TwoSum: s + e is the exact sum (NaN when s is not finite) */
    memcpy(&u, &s, sizeof u);
    if (!(e < 0.0 || e > 0.0) || (u & 1)) return (float)s;
    if ((e > 0.0) == (s > 0.0)) u++; else u--;
    memcpy(&s, &u, sizeof s);
    return (float)s;
}
#endif
/* fma in double: C99 asks libm for a correctly rounded one, so it is the one function of libm on data paths. */
#if (defined(__FMA__) || defined(__aarch64__)) && (defined(__GNUC__) || defined(__clang__)) && !defined(__TINYC__)
NNI_FN inline double nni_fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
#else
NNI_FN double nni_fma(double a, double b, double c) { return fma(a, b, c); }
#endif

NNI_FN inline uint32_t nni_f2u(float f)    { uint32_t u; memcpy(&u, &f, sizeof u); return u; }
NNI_FN inline float    nni_u2f(uint32_t u) { float f; memcpy(&f, &u, sizeof f); return f; }

/* Every kernel is one text, [KERNELS] at the end of this file, compiled once per instruction set with its own vector type
 * (width 1 = plain C for "ref"). The functions get a name per ISA and stand in one const table each. */
struct nni_gemm_job;
typedef struct nni_kernels {
    const char *name;
    void   (*vexpf)(float *y, const float *x, size_t n);
    void   (*vlogf)(float *y, const float *x, size_t n);
    void   (*vtanhf)(float *y, const float *x, size_t n);
    void   (*vsigmoidf)(float *y, const float *x, size_t n);
    void   (*verff)(float *y, const float *x, size_t n);
    void   (*act_forward)(float *y, const float *x, size_t n, nn_act a, float slope);
    void   (*act_backward)(float *dx, const float *dy, const float *saved, size_t n, nn_act a, float slope);
    void   (*update)(const nn_update *u, float *p, float *m, float *v, const float *g, size_t n);
    float  (*sum)(const float *x, size_t n);
    float  (*dot)(const float *x, const float *y, size_t n);
    double (*sumsq)(const float *x, size_t n);
    void   (*colsum)(float *out, const float *x, size_t rows, size_t cols, size_t ldx, int accumulate);
} nni_kernels;

#define NNI_PASS 1
#include "nn_tensor.h"
#undef NNI_PASS
#ifdef NNI_X86
#define NNI_PASS 2
#include "nn_tensor.h"
#undef NNI_PASS
#define NNI_PASS 3
#include "nn_tensor.h"
#undef NNI_PASS
#endif
#ifdef NNI_NEON
#define NNI_PASS 4
#include "nn_tensor.h"
#undef NNI_PASS
#endif

/* The choice: 1 = ref, 2, 3 = better; 0 = not made yet. Written at most a few times with the same value. */
static int nni_isa_cache;
static const nni_kernels *const nni_isa_table[] = {
    &nni_kernels_ref, &nni_kernels_ref,
#if defined(NNI_X86)
    &nni_kernels_avx2, &nni_kernels_avx512
#elif defined(NNI_NEON)
    &nni_kernels_neon
#endif
};
/* What CPU and system offer: a register file counts only when the system saves it (XCR0). */
NNI_FN int nni_isa_detect(void)
{
#if defined(NNI_X86)
    unsigned a, b, c, d, lo, hi, c1;
    if (!__get_cpuid(1, &a, &b, &c1, &d) || !(c1 & (1u << 27)) || !(c1 & (1u << 28)) || !(c1 & (1u << 12))) return 1;   /* OSXSAVE, AVX, FMA */
    __asm__ __volatile__(".byte 0x0f, 0x01, 0xd0" : "=a"(lo), "=d"(hi) : "c"(0));                                   /* xgetbv */
    if ((lo & 0x06) != 0x06 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & (1u << 5))) return 1;              /* AVX2 */
    (void)hi;
    if ((lo & 0xE6) == 0xE6 && (b & (1u << 16)) && (b & (1u << 17)) && (b & (1u << 30)) && (b & (1u << 31))) return 3; /* F DQ BW VL */
    return 2;
#elif defined(NNI_NEON)
    return 2;
#else
    return 1;
#endif
}
NNI_FN int nni_isa_choose(void)
{
    int best = nni_isa_detect(), i;
    const char *want = getenv("NN_ISA");
    for (i = 1; want && i < best; i++) if (strcmp(want, nni_isa_table[i]->name) == 0) best = i;
    return best;
}
#if defined(NNI_X86) || defined(NNI_NEON)
NNI_FN inline const nni_kernels *nni_kern(void)
{
    int i = __atomic_load_n(&nni_isa_cache, __ATOMIC_RELAXED);
    if (i == 0) { i = nni_isa_choose(); __atomic_store_n(&nni_isa_cache, i, __ATOMIC_RELAXED); }
    return nni_isa_table[i];
}
/* For tests: look at NN_ISA again. */
NNI_FN void nni_isa_reset(void) { __atomic_store_n(&nni_isa_cache, 0, __ATOMIC_RELAXED); }
#else
NNI_FN inline const nni_kernels *nni_kern(void) { (void)nni_isa_cache; return nni_isa_table[nni_isa_choose()]; }
NNI_FN void nni_isa_reset(void) { }
#endif
NN_DEF const char *nn_isa_name(void) { return nni_kern()->name; }
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
    volatile float out = small * half, in = tiny * big;      /* a denormal as result, a denormal as operand */
    return out > 0.0f && in > 0.0f;
}

/* ---- [MATH] ------------------------------------------------------------- */
/* float: the algorithms stand in [KERNELS] */
NN_DEF float nn_expf(float x)     { return nni_exp_ref(x); }
NN_DEF float nn_logf(float x)     { return nni_log_ref(x); }
NN_DEF float nn_tanhf(float x)    { return nni_tanh_ref(x); }
NN_DEF float nn_sigmoidf(float x) { return nni_sigmoid_ref(x); }
NN_DEF float nn_erff(float x)     { return nni_erf_ref(x); }
NN_DEF void nn_vexpf(float *y, const float *x, size_t n)     { nni_kern()->vexpf(y, x, n); }
NN_DEF void nn_vlogf(float *y, const float *x, size_t n)     { nni_kern()->vlogf(y, x, n); }
NN_DEF void nn_vtanhf(float *y, const float *x, size_t n)    { nni_kern()->vtanhf(y, x, n); }
NN_DEF void nn_vsigmoidf(float *y, const float *x, size_t n) { nni_kern()->vsigmoidf(y, x, n); }
NN_DEF void nn_verff(float *y, const float *x, size_t n)     { nni_kern()->verff(y, x, n); }
NN_DEF float  nn_sum_f32(const float *x, size_t n)                  { return nni_kern()->sum(x, n); }
NN_DEF float  nn_dot_f32(const float *x, const float *y, size_t n)  { return nni_kern()->dot(x, y, n); }
NN_DEF double nn_sumsq_f32(const float *x, size_t n)                { return nni_kern()->sumsq(x, n); }

/* ---- [MATH] double ------------------------------------------------------ */

/* ---- [ACT] -------------------------------------------------------------- */
static const char *const nni_act_names[NN_ACT_IDENTITY + 1] = {
    "default", "relu", "leaky_relu", "gelu", "gelu_tanh", "tanh", "sigmoid", "silu", "identity"
};
NN_DEF const char *nn_act_name(nn_act a) { return (int)a >= 0 && a <= NN_ACT_IDENTITY ? nni_act_names[a] : "default"; }
NN_DEF nn_act nn_act_parse(const char *name)
{
    int i;
    for (i = 1; name && i <= (int)NN_ACT_IDENTITY; i++) if (strcmp(name, nni_act_names[i]) == 0) return (nn_act)i;
    return NN_ACT_DEFAULT;
}
NN_DEF int nn_act_needs_input(nn_act a) { return a == NN_ACT_GELU || a == NN_ACT_GELU_TANH || a == NN_ACT_SILU; }
NN_DEF void nn_act_forward(float *y, const float *x, size_t n, nn_act a, float slope)
{
    nni_kern()->act_forward(y, x, n, a, slope);
}
NN_DEF void nn_act_backward(float *dx, const float *dy, const float *saved, size_t n, nn_act a, float slope)
{
    nni_kern()->act_backward(dx, dy, saved, n, a, slope);
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
NN_DEF nn_status nn_update_make(nn_update *u, const nn_update_desc *d, nn_error *err)
{
    const double most = 1e30;
    nn_opt kind = d->kind == NN_OPT_DEFAULT ? NN_OPT_ADAM : d->kind;
    int adam = kind == NN_OPT_ADAM || kind == NN_OPT_ADAMW;
    nn_update r = NN_ZERO;
    if (kind < NN_OPT_DEFAULT || kind > NN_OPT_RMSPROP) return nni_fail(err, NN_E_ARG, "nn_update_make: unknown optimizer %d", (int)d->kind);
    if (d->t == 0) return nni_fail(err, NN_E_ARG, "nn_update_make: steps count from 1, got t = 0");
    if (!nni_in(d->lr, 0.0, most)) return nni_fail(err, NN_E_ARG, "nn_update_make: lr must be a number >= 0, got %g", d->lr);
    if (!nni_in(d->weight_decay, 0.0, most)) return nni_fail(err, NN_E_ARG, "nn_update_make: weight_decay must be a number >= 0, got %g", d->weight_decay);
    if (kind != NN_OPT_SGD && !nni_in(d->eps, 0.0, most)) return nni_fail(err, NN_E_ARG, "nn_update_make: eps must be a number >= 0, got %g", d->eps);
    if (adam && !(nni_in(d->beta1, 0.0, 1.0) && d->beta1 < 1.0)) return nni_fail(err, NN_E_ARG, "nn_update_make: beta1 must be in [0,1), got %g", d->beta1);
    if (kind != NN_OPT_SGD && !(nni_in(d->beta2, 0.0, 1.0) && (d->beta2 < 1.0 || !adam)))
        return nni_fail(err, NN_E_ARG, "nn_update_make: %s must be in [0,1), got %g", adam ? "beta2" : "alpha (beta2)", d->beta2);
    if (!adam && !nni_in(d->momentum, 0.0, most)) return nni_fail(err, NN_E_ARG, "nn_update_make: momentum must be a number >= 0, got %g", d->momentum);
    if (kind == NN_OPT_SGD && !nni_in(d->dampening, -most, most)) return nni_fail(err, NN_E_ARG, "nn_update_make: dampening must be a number, got %g", d->dampening);
    if (kind == NN_OPT_SGD && d->nesterov && !(d->momentum > 0.0 && nni_in(d->dampening, 0.0, 0.0)))
        return nni_fail(err, NN_E_ARG, "nn_update_make: nesterov wants momentum > 0 and dampening 0, got %g and %g", d->momentum, d->dampening);
    r.kind = kind;
    r.nesterov = d->nesterov != 0;
    r.first = d->t == 1;
    r.has_momentum = d->momentum > 0.0;
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
    if (adam) {
        r.neg_step = (float)-(d->lr / (1.0 - nni_ipow(d->beta1, d->t)));
        r.sqrt_bc2 = (float)sqrt(1.0 - nni_ipow(d->beta2, d->t));
    }
    *u = r;
    return NN_OK;
}
NN_DEF void nn_update_apply(const nn_update *u, float *p, float *m, float *v, const float *g, size_t n)
{
    nni_kern()->update(u, p, m, v, g, n);
}

/* ---- [GEMM] ------------------------------------------------------------- */
NN_DEF void nn_gemm_ref(const nn_gemm_desc *d)
{
    size_t lda = d->lda ? d->lda : d->trans_a ? d->m : d->k, ldb = d->ldb ? d->ldb : d->trans_b ? d->k : d->n;
    size_t ldc = d->ldc ? d->ldc : d->n, ldpre = d->ldpre ? d->ldpre : d->n, ldsaved = d->ldsaved ? d->ldsaved : d->n;
    size_t i, j, k;
    float alpha = d->alpha < 0.0f || d->alpha > 0.0f ? d->alpha : 1.0f;
    for (i = 0; i < d->m; i++)
        for (j = 0; j < d->n; j++) {
            float r = 0.0f, *c = d->c + i * ldc + j;
            for (k = 0; k < d->k; k++)
                r = nni_fmaf(d->trans_a ? d->a[k * lda + i] : d->a[i * lda + k], d->trans_b ? d->b[j * ldb + k] : d->b[k * ldb + j], r);
            if (alpha < 1.0f || alpha > 1.0f) r = alpha * r;
            if (d->beta < 0.0f || d->beta > 0.0f) r = nni_fmaf(d->beta, *c, r);
            if (d->bias) r = r + d->bias[j];
            if (d->pre) d->pre[i * ldpre + j] = r;
            if (d->act != NN_ACT_DEFAULT) nni_act_forward_ref(&r, &r, 1, d->act, d->slope);
            if (d->dact != NN_ACT_DEFAULT) nni_act_backward_ref(&r, &r, d->saved + i * ldsaved + j, 1, d->dact, d->slope);
            if (d->update) {
                size_t at = i * ldc + j;
                nni_update_ref(d->update, c, d->update_m ? d->update_m + at : NULL, d->update_v ? d->update_v + at : NULL, &r, 1);
            } else *c = r;
        }
}
/* Bytes that rows x cols of leading dimension ld span; 0 = they do not fit into memory, or ld < cols. */
NNI_FN int nni_gemm_fits(size_t rows, size_t cols, size_t ld, size_t item)
{
    size_t s;
    return (ld >= cols || rows <= 1) && nni_mul(rows, ld, &s) && nni_mul(s, item, &s) && s <= (size_t)PTRDIFF_MAX;
}
NNI_FN nn_status nni_gemm_check(const nn_gemm_desc *d, nn_error *err)
{
    size_t m = d->m, n = d->n, k = d->k, ar = d->trans_a ? k : m, ac = d->trans_a ? m : k, br = d->trans_b ? n : k, bc = d->trans_b ? k : n;
    if (m && n && (!d->c || (k && (!d->a || !d->b)))) return nni_fail(err, NN_E_ARG, "nn_gemm: a, b and c must not be NULL");
    if (!nni_gemm_fits(ar, ac, d->lda ? d->lda : ac, sizeof(float)))
        return nni_fail(err, NN_E_ARG, "nn_gemm: lda: A is [%zu,%zu], expected lda >= %zu, got %zu", ar, ac, ac, d->lda);
    if (!nni_gemm_fits(br, bc, d->ldb ? d->ldb : bc, sizeof(float)))
        return nni_fail(err, NN_E_ARG, "nn_gemm: ldb: B is [%zu,%zu], expected ldb >= %zu, got %zu", br, bc, bc, d->ldb);
    if (!nni_gemm_fits(m, n, d->ldc ? d->ldc : n, sizeof(float)))
        return nni_fail(err, NN_E_ARG, "nn_gemm: ldc: C is [%zu,%zu], expected ldc >= %zu, got %zu", m, n, n, d->ldc);
    if (d->pre && !nni_gemm_fits(m, n, d->ldpre ? d->ldpre : n, sizeof(float)))
        return nni_fail(err, NN_E_ARG, "nn_gemm: ldpre: expected >= %zu, got %zu", n, d->ldpre);
    if (d->dact != NN_ACT_DEFAULT && (!d->saved || !nni_gemm_fits(m, n, d->ldsaved ? d->ldsaved : n, sizeof(float))))
        return nni_fail(err, NN_E_ARG, "nn_gemm: dact wants saved [%zu,%zu], ldsaved 0 or >= %zu", m, n, n);
    if (d->act < NN_ACT_DEFAULT || d->act > NN_ACT_IDENTITY || d->dact < NN_ACT_DEFAULT || d->dact > NN_ACT_IDENTITY)
        return nni_fail(err, NN_E_ARG, "nn_gemm: unknown activation %d or %d", (int)d->act, (int)d->dact);
    if (d->update) {
        const nn_update *u = d->update;
        int want_m = u->kind == NN_OPT_ADAM || u->kind == NN_OPT_ADAMW || u->has_momentum, want_v = u->kind != NN_OPT_SGD;
        if (d->beta < 0.0f || d->beta > 0.0f || d->bias || d->act != NN_ACT_DEFAULT || d->dact != NN_ACT_DEFAULT || d->pre)
            return nni_fail(err, NN_E_ARG, "nn_gemm: update goes with no beta, bias, act, pre or dact");
        if ((want_m && !d->update_m) || (want_v && !d->update_v)) return nni_fail(err, NN_E_ARG, "nn_gemm: update wants its moments");
    }
    return NN_OK;
}
NN_DEF size_t nn_gemm_scratch(const nn_gemm_desc *d) { (void)d; return 0; }
NN_DEF nn_status nn_gemm(const nn_gemm_desc *d, nn_error *err)
{
    nn_status s = nni_gemm_check(d, err);
    if (s == NN_OK) nn_gemm_ref(d);
    return s;
}
NN_DEF nn_status nn_gemm_f64(size_t m, size_t n, size_t k, double alpha, const double *a, size_t lda, int trans_a,
                             const double *b, size_t ldb, int trans_b, double beta, double *c, size_t ldc, int threads, nn_error *err)
{
    size_t i, j, l, ar = trans_a ? k : m, ac = trans_a ? m : k, br = trans_b ? n : k, bc = trans_b ? k : n;
    if (lda == 0) lda = ac;
    if (ldb == 0) ldb = bc;
    if (ldc == 0) ldc = n;
    (void)threads;
    if (!nni_gemm_fits(ar, ac, lda, sizeof *a) || !nni_gemm_fits(br, bc, ldb, sizeof *b) || !nni_gemm_fits(m, n, ldc, sizeof *c))
        return nni_fail(err, NN_E_ARG, "nn_gemm_f64: [%zu,%zu] x [%zu,%zu]: leading dimensions %zu, %zu, %zu are too small", m, k, k, n, lda, ldb, ldc);
    for (i = 0; i < m; i++)
        for (j = 0; j < n; j++) {
            double r = 0.0;
            for (l = 0; l < k; l++) r = nni_fma(trans_a ? a[l * lda + i] : a[i * lda + l], trans_b ? b[j * ldb + l] : b[l * ldb + j], r);
            if (alpha < 1.0 || alpha > 1.0) r = alpha * r;
            if (beta < 0.0 || beta > 0.0) r = nni_fma(beta, c[i * ldc + j], r);
            c[i * ldc + j] = r;
        }
    return NN_OK;
}
NN_DEF void nn_colsum(float *out, const float *x, size_t rows, size_t cols, size_t ldx, int accumulate)
{
    nni_kern()->colsum(out, x, rows, cols, ldx ? ldx : cols, accumulate);
}

/* ---- [RNG] -------------------------------------------------------------- */

/* ---- [LINALG] ----------------------------------------------------------- */

/* ---- [QUANT] ------------------------------------------------------------ */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_TENSOR_IMPLEMENTED */

/* ==== [KERNELS] one text, compiled once per instruction set ============== */
/* This file includes itself from [ISA] with NNI_PASS = 1 (ref: plain C), 2 (AVX2 + FMA), 3 (AVX-512), 4 (NEON). First the
 * vocabulary: nniv = NNI_W floats, nnii = as many 32-bit integers, nnim = a lane mask; then the kernels in these words. No
 * operation here may differ between machines: +, -, *, /, sqrt, fma, comparison, integer and bit operations only. */
#ifdef NNI_PASS
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
#define nniv_mask(n) _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
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
/* 4 floats each of rows 0, 4, ... below p (one 128-bit lane per row), and the 4x4 transpose within the lanes */
#define nniv_quad(p, ld) _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps((p) + 4 * (ld)), 1)
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
#define nnid_lo(p) _mm256_cvtps_pd(_mm_loadu_ps(p))
/* what a tile's tail is cut with: made once, outside the loop over k */
#define nniv_cut __m256i
#define nniv_loadc(p, c) _mm256_maskload_ps(p, c)
#define nniv_storec(p, v, c) _mm256_maskstore_ps(p, c, v)
#define nnid_cut __m256i
#define nnid_loadc(p, c) _mm256_maskload_pd(p, c)
#define nnid_storec(p, v, c) _mm256_maskstore_pd(p, c, v)
#define NNI_MR 6                                          /* tile: 6 x 16 floats: 12 of 16 registers */

#elif NNI_PASS == 3      /* maskz_ forms where the plain intrinsic starts from an undefined vector: g++ 12 warns about those */
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
#define nniv_quad(p, ld) _mm512_mask_broadcast_f32x4(_mm512_mask_broadcast_f32x4(_mm512_mask_broadcast_f32x4(_mm512_castps128_ps512(_mm_loadu_ps(p)), \
    0x00F0, _mm_loadu_ps((p) + 4 * (ld))), 0x0F00, _mm_loadu_ps((p) + 8 * (ld))), 0xF000, _mm_loadu_ps((p) + 12 * (ld)))
#define nniv_zip(a, b) _mm512_maskz_unpacklo_ps(0xFFFF, a, b)
#define nniv_zap(a, b) _mm512_maskz_unpackhi_ps(0xFFFF, a, b)
#define nniv_zip2(a, b) _mm512_castpd_ps(_mm512_maskz_unpacklo_pd(0xFF, _mm512_castps_pd(a), _mm512_castps_pd(b)))
#define nniv_zap2(a, b) _mm512_castpd_ps(_mm512_maskz_unpackhi_pd(0xFF, _mm512_castps_pd(a), _mm512_castps_pd(b)))
#define nnid __m512d
#define nnid_set(x) _mm512_set1_pd(x)
#define nnid_load(p) _mm512_loadu_pd(p)
#define nnid_store(p, v) _mm512_storeu_pd(p, v)
#define nnid_mask(n) ((__mmask8)((1u << (n)) - 1u))
#define nnid_fma(a, b, c) _mm512_fmadd_pd(a, b, c)
#define nnid_lo(p) _mm512_maskz_cvtps_pd(0xFF, _mm256_loadu_ps(p))
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
#define nniv_zip2(a, b) vreinterpretq_f32_f64(vzip1q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)))
#define nniv_zap2(a, b) vreinterpretq_f32_f64(vzip2q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)))
#define nnid float64x2_t
#define nnid_set(x) vdupq_n_f64(x)
#define nnid_load(p) vld1q_f64(p)
#define nnid_store(p, v) vst1q_f64(p, v)
#define nnid_fma(a, b, c) vfmaq_f64(c, a, b)
#define nnid_lo(p) vcvt_f64_f32(vld1_f32(p))
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

#define NNI_KF NNI_T NNI_FN                               /* a kernel that stands in the table */
#if NNI_PASS == 1
#define NNI_KI NNI_FN inline                              /* a piece of one */
#else
#define NNI_KI NNI_T __attribute__((always_inline)) NNI_FN inline
#endif
#define NNI_F(x) nniv_set(x)

/* e^x = 2^n e^r, n = round(x / ln 2), |r| <= ln 2 / 2: a minimax polynomial of degree 6 (3e-9), then 2^n in two exact
 * halves, so that a denormal result is rounded once. */
NNI_KI nniv NNI_K(exp)(nniv x)
{
    nniv c = nniv_sel(nniv_lt(x, NNI_F(-104.0f)), NNI_F(-104.0f), nniv_sel(nniv_lt(NNI_F(89.0f), x), NNI_F(89.0f), x));
    nniv t = nniv_fma(c, NNI_F(1.44269504f), NNI_F(12582912.0f)), f = nniv_sub(t, NNI_F(12582912.0f));   /* 1.5 * 2^23 rounds to an integer */
    nnii n = nnii_add(nniv_bits(t), nnii_set(256u - 0x4B400000u)), h = nnii_shr(n, 1);                     /* n + 256 > 0 */
    nniv r = nniv_fma(f, NNI_F(-1.42860677e-6f), nniv_fma(f, NNI_F(-0.693145752f), c)), p;
    p = nniv_fma(NNI_F(0.00139401946f), r, NNI_F(0.00836881902f));
    p = nniv_fma(p, r, NNI_F(0.0416664071f));
    p = nniv_fma(p, r, NNI_F(0.166665196f));
    p = nniv_fma(p, r, NNI_F(0.5f));
    p = nniv_fma(nniv_mul(p, r), r, r);
    p = nniv_add(p, NNI_F(1.0f));
    p = nniv_mul(p, nniv_from(nnii_shl(nnii_sub(h, nnii_set(1u)), 23)));                                   /* 2^(h - 128), biased by 127 */
    p = nniv_mul(p, nniv_from(nnii_shl(nnii_sub(nnii_sub(n, h), nnii_set(1u)), 23)));
    return nniv_sel(nniv_nan(x), nniv_from(nnii_set(0x7FC00000u)), p);
}
/* x = m 2^e, m in [sqrt 1/2, sqrt 2), f = m - 1: log x = e ln 2 + f - f^2/2 + f^3 P(f), P minimax of degree 8 (8e-10). */
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
    r = nniv_sel(nniv_le(x, NNI_F(0.0f)), nniv_sel(nniv_lt(x, NNI_F(0.0f)), nniv_from(nnii_set(0x7FC00000u)), NNI_F(-INFINITY)), r);
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
    big = nniv_from(nnii_or(nniv_bits(big), sign));
    p = nniv_sel(nniv_lt(a, NNI_F(0.625f)), p, big);
    return nniv_sel(nniv_nan(x), nniv_from(nnii_set(0x7FC00000u)), p);
}
/* z = e^-|x| <= 1, so that nothing overflows and small results keep their digits: x >= 0: 1 / (1 + z), else z / (1 + z);
 * what 1 + z lost in rounding is put back: q / (1 + lo / d) = q - q lo / d, where 1 / d is q or 1 - q. */
NNI_KI nniv NNI_K(sigmoid)(nniv x)
{
    nniv z = NNI_K(exp)(nniv_from(nnii_or(nniv_bits(x), nnii_set(0x80000000u)))), d = nniv_add(NNI_F(1.0f), z);
    nniv lo = nniv_sub(z, nniv_sub(d, NNI_F(1.0f))), q, r;
    nnim neg = nniv_lt(x, NNI_F(0.0f));
    q = nniv_div(nniv_sel(neg, z, NNI_F(1.0f)), d);
    r = nniv_sel(neg, nniv_sub(q, NNI_F(1.0f)), nniv_sub(NNI_F(0.0f), q));
    return nniv_fma(nniv_mul(q, lo), r, q);
}
/* |x| < 0.921875: x + x P(x^2), degree 6 (1e-9); else 1 - e^Q(|x|), Q = log erfc as a polynomial of degree 7 (5e-11), |x| cut at 4,
 * where erf is 1 in float. */
NNI_KI nniv NNI_K(erf)(nniv x)
{
    nnii sign = nnii_and(nniv_bits(x), nnii_set(0x80000000u));
    nniv a = nniv_from(nnii_and(nniv_bits(x), nnii_set(0x7FFFFFFFu))), z = nniv_mul(x, x), p, q, b = nniv_sel(nniv_lt(a, NNI_F(4.0f)), a, NNI_F(4.0f));
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

/* y[i] = expr of x; whole vectors, then one masked tail. */
#define NNI_MAP(expr) do { \
        for (i = 0; i + NNI_W <= n; i += NNI_W) { const nniv x = nniv_load(xs + i); nniv_store(y + i, expr); } \
        if (i < n) { const nniv x = nniv_loadn(xs + i, n - i); nniv_storen(y + i, expr, n - i); } \
    } while (0)
NNI_KF void NNI_K(vexpf)(float *y, const float *xs, size_t n)     { size_t i; NNI_MAP(NNI_K(exp)(x)); }
NNI_KF void NNI_K(vlogf)(float *y, const float *xs, size_t n)     { size_t i; NNI_MAP(NNI_K(log)(x)); }
NNI_KF void NNI_K(vtanhf)(float *y, const float *xs, size_t n)    { size_t i; NNI_MAP(NNI_K(tanh)(x)); }
NNI_KF void NNI_K(vsigmoidf)(float *y, const float *xs, size_t n) { size_t i; NNI_MAP(NNI_K(sigmoid)(x)); }
NNI_KF void NNI_K(verff)(float *y, const float *xs, size_t n)     { size_t i; NNI_MAP(NNI_K(erf)(x)); }

/* activations */
NNI_KI nniv NNI_K(gelu)(nniv x)
{
    return nniv_mul(nniv_mul(x, NNI_F(0.5f)), nniv_add(NNI_F(1.0f), NNI_K(erf)(nniv_mul(x, NNI_F(0.707106781f)))));
}
NNI_KI nniv NNI_K(gelu_tanh)(nniv x)
{
    nniv u = nniv_mul(NNI_F(0.797884561f), nniv_fma(NNI_F(0.044715f), nniv_mul(nniv_mul(x, x), x), x));
    return nniv_mul(nniv_mul(x, NNI_F(0.5f)), nniv_add(NNI_F(1.0f), NNI_K(tanh)(u)));
}
/* d/dx x Phi(x) = Phi(x) + x phi(x) */
NNI_KI nniv NNI_K(dgelu)(nniv x)
{
    nniv cdf = nniv_mul(NNI_F(0.5f), nniv_add(NNI_F(1.0f), NNI_K(erf)(nniv_mul(x, NNI_F(0.707106781f)))));
    nniv pdf = nniv_mul(NNI_K(exp)(nniv_mul(nniv_mul(x, x), NNI_F(-0.5f))), NNI_F(0.398942280f));
    return nniv_fma(x, pdf, cdf);
}
/* with t = tanh u, u = c (x + a x^3):  d/dx x/2 (1 + t) = (1 + t)/2 + x/2 (1 - t^2) c (1 + 3 a x^2) */
NNI_KI nniv NNI_K(dgelu_tanh)(nniv x)
{
    nniv z = nniv_mul(x, x), u = nniv_mul(NNI_F(0.797884561f), nniv_fma(NNI_F(0.044715f), nniv_mul(z, x), x)), t = NNI_K(tanh)(u);
    nniv du = nniv_mul(NNI_F(0.797884561f), nniv_fma(NNI_F(0.134145f), z, NNI_F(1.0f)));
    nniv dt = nniv_mul(nniv_fma(nniv_sub(NNI_F(0.0f), t), t, NNI_F(1.0f)), du);
    return nniv_mul(NNI_F(0.5f), nniv_fma(x, dt, nniv_add(NNI_F(1.0f), t)));
}
/* d/dx x s(x) = s (1 + x (1 - s)) */
NNI_KI nniv NNI_K(dsilu)(nniv x)
{
    nniv s = NNI_K(sigmoid)(x);
    return nniv_mul(s, nniv_fma(x, nniv_sub(NNI_F(1.0f), s), NNI_F(1.0f)));
}
NNI_KI nniv NNI_K(relu)(nniv x) { return nniv_sel(nniv_le(x, NNI_F(0.0f)), NNI_F(0.0f), x); }      /* x > 0 ? x : +0, NaN stays */

NNI_KF void NNI_K(act_forward)(float *y, const float *xs, size_t n, nn_act a, float slope)
{
    size_t i;
    nniv sl = nniv_set(slope < 0.0f || slope > 0.0f ? slope : 0.01f);
    switch (a) {
    case NN_ACT_RELU:       NNI_MAP(NNI_K(relu)(x)); break;
    case NN_ACT_LEAKY_RELU: NNI_MAP(nniv_sel(nniv_lt(NNI_F(0.0f), x), x, nniv_mul(sl, x))); break;
    case NN_ACT_GELU:       NNI_MAP(NNI_K(gelu)(x)); break;
    case NN_ACT_GELU_TANH:  NNI_MAP(NNI_K(gelu_tanh)(x)); break;
    case NN_ACT_TANH:       NNI_MAP(NNI_K(tanh)(x)); break;
    case NN_ACT_SIGMOID:    NNI_MAP(NNI_K(sigmoid)(x)); break;
    case NN_ACT_SILU:       NNI_MAP(nniv_mul(x, NNI_K(sigmoid)(x))); break;
    case NN_ACT_DEFAULT: case NN_ACT_IDENTITY: if (y != xs) memmove(y, xs, n * sizeof *y); break;
    }
    (void)sl;
}
/* dx[i] = expr of g = dy[i] and x = saved[i] */
#define NNI_MAP2(expr) do { \
        for (i = 0; i + NNI_W <= n; i += NNI_W) { const nniv g = nniv_load(dy + i), x = nniv_load(saved + i); nniv_store(dx + i, expr); } \
        if (i < n) { const nniv g = nniv_loadn(dy + i, n - i), x = nniv_loadn(saved + i, n - i); nniv_storen(dx + i, expr, n - i); } \
    } while (0)
NNI_KF void NNI_K(act_backward)(float *dx, const float *dy, const float *saved, size_t n, nn_act a, float slope)
{
    size_t i;
    nniv sl = nniv_set(slope < 0.0f || slope > 0.0f ? slope : 0.01f);
    switch (a) {
    case NN_ACT_RELU:       NNI_MAP2(nniv_sel(nniv_le(x, NNI_F(0.0f)), NNI_F(0.0f), g)); break;
    case NN_ACT_LEAKY_RELU: NNI_MAP2(nniv_sel(nniv_lt(NNI_F(0.0f), x), g, nniv_mul(sl, g))); break;
    case NN_ACT_GELU:       NNI_MAP2(nniv_mul(g, NNI_K(dgelu)(x))); break;
    case NN_ACT_GELU_TANH:  NNI_MAP2(nniv_mul(g, NNI_K(dgelu_tanh)(x))); break;
    case NN_ACT_TANH:       NNI_MAP2(nniv_mul(g, nniv_fma(nniv_sub(NNI_F(0.0f), x), x, NNI_F(1.0f)))); break;      /* 1 - y^2 */
    case NN_ACT_SIGMOID:    NNI_MAP2(nniv_mul(g, nniv_mul(nniv_sub(NNI_F(1.0f), x), x))); break;                 /* y (1 - y) */
    case NN_ACT_SILU:       NNI_MAP2(nniv_mul(g, NNI_K(dsilu)(x))); break;
    case NN_ACT_DEFAULT: case NN_ACT_IDENTITY: if (dx != dy) memmove(dx, dy, n * sizeof *dx); break;
    }
    (void)sl;
}

/* One step of one vector of weights; m and v come and go in registers. RNG-PARITY.md section 5, PyTorch 2.x: where its
 * kernels contract a product and a sum, fma stands here. */
NNI_KI nniv NNI_K(sgd)(const nn_update *u, nniv p, nniv *m, nniv g)
{
    if (u->has_decay) g = nniv_fma(nniv_set(u->weight_decay), p, g);
    if (u->has_momentum) {
        *m = u->first ? g : nniv_fma(nniv_set(u->one_minus_damp), g, nniv_mul(*m, nniv_set(u->momentum)));
        g = u->nesterov ? nniv_fma(nniv_set(u->momentum), *m, g) : *m;
    }
    return nniv_fma(nniv_set(-u->lr), g, p);
}
NNI_KI nniv NNI_K(adam)(const nn_update *u, nniv p, nniv *m, nniv *v, nniv g)
{
    nniv d;
    if (u->has_decay) {
        if (u->kind == NN_OPT_ADAMW) p = nniv_mul(p, nniv_set(u->decay_factor));
        else g = nniv_fma(nniv_set(u->weight_decay), p, g);
    }
    d = nniv_sub(g, *m);                                       /* m.lerp_(g, 1 - beta1) */
    *m = u->one_minus_beta1 < 0.5f ? nniv_fma(nniv_set(u->one_minus_beta1), d, *m)
                                   : nniv_fma(nniv_sub(NNI_F(0.0f), d), nniv_set(1.0f - u->one_minus_beta1), g);
    *v = nniv_fma(nniv_mul(nniv_set(u->one_minus_beta2), g), g, nniv_mul(*v, nniv_set(u->beta2)));
    d = nniv_add(nniv_div(nniv_sqrt(*v), nniv_set(u->sqrt_bc2)), nniv_set(u->eps));
    return nniv_add(p, nniv_div(nniv_mul(nniv_set(u->neg_step), *m), d));
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
#define NNI_STEP(expr, with_m, with_v) do { \
        for (i = 0; i + NNI_W <= n; i += NNI_W) { \
            nniv g = nniv_load(gs + i), p = nniv_load(ps + i), m = NNI_F(0.0f), v = NNI_F(0.0f); \
            if (with_m) m = nniv_load(ms + i); \
            if (with_v) v = nniv_load(vs + i); \
            p = expr; \
            nniv_store(ps + i, p); \
            if (with_m) nniv_store(ms + i, m); \
            if (with_v) nniv_store(vs + i, v); \
        } \
        if (i < n) { \
            nniv g = nniv_loadn(gs + i, n - i), p = nniv_loadn(ps + i, n - i), m = NNI_F(0.0f), v = NNI_F(0.0f); \
            if (with_m) m = nniv_loadn(ms + i, n - i); \
            if (with_v) v = nniv_loadn(vs + i, n - i); \
            p = expr; \
            nniv_storen(ps + i, p, n - i); \
            if (with_m) nniv_storen(ms + i, m, n - i); \
            if (with_v) nniv_storen(vs + i, v, n - i); \
        } \
    } while (0)
NNI_KF void NNI_K(update)(const nn_update *up, float *ps, float *ms, float *vs, const float *gs, size_t n)
{
    const nn_update copy = *up, *u = &copy;                    /* a copy: no store below can change it */
    size_t i;
    switch (u->kind) {
    case NN_OPT_SGD:
        if (u->has_momentum) NNI_STEP(NNI_K(sgd)(u, p, &m, g), 1, 0);
        else NNI_STEP(NNI_K(sgd)(u, p, &m, g), 0, 0);
        break;
    case NN_OPT_RMSPROP:
        if (u->has_momentum) NNI_STEP(NNI_K(rmsprop)(u, p, &m, &v, g), 1, 1);
        else NNI_STEP(NNI_K(rmsprop)(u, p, &m, &v, g), 0, 1);
        break;
    case NN_OPT_DEFAULT: case NN_OPT_ADAM: case NN_OPT_ADAMW: NNI_STEP(NNI_K(adam)(u, p, &m, &v, g), 1, 1); break;
    }
}

/* Reductions, NUMERICS.md section 2: 16 virtual lanes in 16 / W vectors, blocks of 4,096, tree 8-4-2-1. */
#define NNI_LANES (16 / NNI_W)
NNI_KI float NNI_K(tree)(const nniv *acc)
{
    float l[16];
    int i, h;
    for (i = 0; i < NNI_LANES; i++) nniv_store(l + i * NNI_W, acc[i]);
    for (h = 8; h; h /= 2) for (i = 0; i < h; i++) l[i] = l[i] + l[i + h];
    return l[0];
}
#define NNI_REDUCE(full, part) do { \
        for (at = 0; at < n; at += 4096) { \
            size_t end = n - at < 4096 ? n : at + 4096, i = at; \
            int j; \
            nniv acc[NNI_LANES]; \
            for (j = 0; j < NNI_LANES; j++) acc[j] = NNI_F(0.0f); \
            for (; i + 16 <= end; i += 16) for (j = 0; j < NNI_LANES; j++) { const size_t o = i + (size_t)j * NNI_W; acc[j] = full; } \
            for (j = 0; i < end; j++, i += NNI_W) { const size_t o = i, c = end - i < NNI_W ? end - i : NNI_W; acc[j] = part; (void)c; } \
            total = total + NNI_K(tree)(acc); \
        } \
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
    NNI_REDUCE(nniv_fma(nniv_load(x + o), nniv_load(y + o), acc[j]), nniv_fma(nniv_loadn(x + o, c), nniv_loadn(y + o, c), acc[j]));
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
        for (; i + 16 <= end; i += 16) for (j = 0; j < 16; j++) l[j] += (double)x[i + (size_t)j] * (double)x[i + (size_t)j];
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

static const nni_kernels NNI_K(kernels) = {
#if NNI_PASS == 1
    "ref",
#elif NNI_PASS == 2
    "avx2",
#elif NNI_PASS == 3      /* maskz_ forms where the plain intrinsic starts from an undefined vector: g++ 12 warns about those */
    "avx512",
#else
    "neon",
#endif
    NNI_K(vexpf), NNI_K(vlogf), NNI_K(vtanhf), NNI_K(vsigmoidf), NNI_K(verff), NNI_K(act_forward), NNI_K(act_backward),
    NNI_K(update), NNI_K(sum), NNI_K(dot), NNI_K(sumsq), NNI_K(colsum)
};

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
#undef nnid_lo
#undef nniv_cut
#undef nniv_loadc
#undef nniv_storec
#undef nnid_cut
#undef nnid_loadc
#undef nnid_storec
#undef NNI_MR
#endif /* NNI_PASS */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
