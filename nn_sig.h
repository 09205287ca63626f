/* nn_sig.h - v0.1.0 - what a model became: activation signatures and records, in plain C99
 *
 * DOES      Captures activations, makes signatures of them (statistics, PCA, SVD, Fourier, entropy, clusters), formats prompt and
 *           completion records, parses and scores completions.
 * DOES NOT  Train (nn_train.h), open files (nn_fmt.h), print, or keep global state.
 * NEEDS     nn_mlp.h, nn_data.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_sig.h"
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [CAPTURE] [SIGNATURE] [RECORD] [PARSE]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_SIG_H_INCLUDED
#define NN_SIG_H_INCLUDED
#include "nn_mlp.h"
#include "nn_data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [CAPTURE] activations per layer ==================================== */

/* ==== [SIGNATURE] signatures ============================================= */

/* ==== [RECORD] prompts, completions, records ============================= */

/* ==== [PARSE] reading completions back =================================== */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_SIG_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_SIG_IMPLEMENTED)
#define NN_SIG_IMPLEMENTED
#include "nn_mlp.h"
#include "nn_data.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [CAPTURE] ---------------------------------------------------------- */

/* ---- [SIGNATURE] -------------------------------------------------------- */

/* ---- [RECORD] ----------------------------------------------------------- */

/* ---- [PARSE] ------------------------------------------------------------ */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_SIG_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
