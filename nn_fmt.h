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
