/* nn_mlp.h - v0.1.0 - multi-layer perceptrons: backbone + head, in plain C99
 *
 * DOES      Builds, initialises, runs and differentiates MLPs; names their parameters as PyTorch does; freezes, replaces heads,
 *           loads and saves state dictionaries (nn_dict), does arithmetic on weights (task vectors), quantizes models.
 * DOES NOT  Read files (nn_fmt.h), train (nn_train.h), print, or keep global state.
 * NEEDS     nn_tensor.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_mlp.h"
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [MODEL] [RUN] [STATE] [TASKVEC] [QUANTIZE]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_MLP_H_INCLUDED
#define NN_MLP_H_INCLUDED
#include "nn_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [MODEL] describe, create, initialise =============================== */

/* ==== [RUN] forward and backward ========================================= */

/* ==== [STATE] named parameters, state dictionaries, freezing, heads ====== */

/* ==== [TASKVEC] arithmetic on weights ==================================== */

/* ==== [QUANTIZE] quantized models ======================================== */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_MLP_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_MLP_IMPLEMENTED)
#define NN_MLP_IMPLEMENTED
#include "nn_tensor.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [MODEL] ------------------------------------------------------------ */

/* ---- [RUN] -------------------------------------------------------------- */

/* ---- [STATE] ------------------------------------------------------------ */

/* ---- [TASKVEC] ---------------------------------------------------------- */

/* ---- [QUANTIZE] --------------------------------------------------------- */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_MLP_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
