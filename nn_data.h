/* nn_data.h - v0.1.0 - what models learn from, in plain C99
 *
 * DOES      make_classification (scikit-learn's own result), splits, folds, scalers, one-hot, token patterns, fair tasks, tabular
 *           recipes, probing data sets.
 * DOES NOT  Train (nn_train.h), print, or keep global state.
 * NEEDS     nn_tensor.h, nn_fmt.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_data.h"
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [CLASSIFICATION] [SPLIT] [SCALE] [PATTERN] [FAIR] [TABULAR] [PROBING]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_DATA_H_INCLUDED
#define NN_DATA_H_INCLUDED
#include "nn_fmt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [CLASSIFICATION] make_classification =============================== */

/* ==== [SPLIT] splits and folds =========================================== */

/* ==== [SCALE] scalers, one-hot =========================================== */

/* ==== [PATTERN] token patterns =========================================== */

/* ==== [FAIR] fair tasks ================================================== */

/* ==== [TABULAR] tabular recipes: COMPAS, Adult, German, your own ========= */

/* ==== [PROBING] probing data sets ======================================== */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_DATA_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_DATA_IMPLEMENTED)
#define NN_DATA_IMPLEMENTED
#include "nn_fmt.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [CLASSIFICATION] --------------------------------------------------- */

/* ---- [SPLIT] ------------------------------------------------------------ */

/* ---- [SCALE] ------------------------------------------------------------ */

/* ---- [PATTERN] ---------------------------------------------------------- */

/* ---- [FAIR] ------------------------------------------------------------- */

/* ---- [TABULAR] ---------------------------------------------------------- */

/* ---- [PROBING] ---------------------------------------------------------- */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_DATA_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
