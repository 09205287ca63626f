/* nn_train.h - v0.1.0 - making it learn, in plain C99
 *
 * DOES      Losses, optimizers, schedules, the mini-batch loop, early stopping, best weights, metrics (classification,
 *           regression, fairness), gradient checks, logistic and ridge regression, population training, bilevel (MAML) training.
 * DOES NOT  Open files (nn_fmt.h), make data (nn_data.h), print, or keep global state.
 * NEEDS     nn_mlp.h, nn_tensor.h and -lm.
 *
 * USE       In exactly ONE .c or .cpp file, never in a header:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_train.h"
 * OPTIONS   NN_STATIC, NN_ASSERT(c): as nn_tensor.h says
 * SECTIONS  search for [LOSS] [OPTIM] [LOOP] [POPULATION] [METRICS] [FAIRNESS] [REGRESSION] [BILEVEL] [CHECK]
 *           [IMPLEMENTATION]; licence and history at the end. */
#ifndef NN_TRAIN_H_INCLUDED
#define NN_TRAIN_H_INCLUDED
#include "nn_mlp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== [LOSS] losses ====================================================== */

/* ==== [OPTIM] optimizers and schedules =================================== */

/* ==== [LOOP] the training loop =========================================== */

/* ==== [POPULATION] many small models ===================================== */

/* ==== [METRICS] classification, regression =============================== */

/* ==== [FAIRNESS] group fairness metrics ================================== */

/* ==== [REGRESSION] logistic and ridge regression, in double ============== */

/* ==== [BILEVEL] differentiating through training: MAML, sample selectors = */

/* ==== [CHECK] gradient check ============================================= */

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_TRAIN_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_TRAIN_IMPLEMENTED)
#define NN_TRAIN_IMPLEMENTED
#include "nn_mlp.h"   /* again: after a plain include, this implements what we stand on */
NNI_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [LOSS] ------------------------------------------------------------- */

/* ---- [OPTIM] ------------------------------------------------------------ */

/* ---- [LOOP] ------------------------------------------------------------- */

/* ---- [POPULATION] ------------------------------------------------------- */

/* ---- [METRICS] ---------------------------------------------------------- */

/* ---- [FAIRNESS] --------------------------------------------------------- */

/* ---- [REGRESSION] ------------------------------------------------------- */

/* ---- [BILEVEL] ---------------------------------------------------------- */

/* ---- [CHECK] ------------------------------------------------------------ */

#ifdef __cplusplus
} /* extern "C" */
#endif
NNI_FP_END
#endif /* NN_IMPLEMENTATION && !NN_TRAIN_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE.
 * History: CHANGELOG.md */
