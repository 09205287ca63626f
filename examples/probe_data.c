/* probe_data.c - probing data sets from embeddings, hidden states and SAE activations, and the
 * probes themselves.
 *
 *     cc -O2 -fopenmp examples/probe_data.c -o probe_data -lm
 *     ./probe_data synthesize --out demo/sentences
 *     ./probe_data --strategy hidden-to-concept --input demo/sentences --layers 0-9 --each-layer
 *     --output demo/h.npz ./probe_data compare demo/h_l*.npz --out demo
 *
 * The first command makes a folder of sentence files with a planted concept, the second one data
 * set per layer, the third says at which layers the concept can be read off. What is printed last
 * is accuracy by layer; see examples/fair_tasks.c next. */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64     /* files over 2 GiB where size_t has 32 bits */
#define NN_STATIC           /* one file: only what it calls is compiled */
#define NN_IMPLEMENTATION
#include "nn_app.h"
#include "nn_report.h"
#include "../nn_data.h"
#include "../nn_train.h"
#include <inttypes.h>

NN_FP_BEGIN            /* one seed, one result: here too no compiler may fuse a product and a sum
                           on its own (gcc's default on AArch64) */

enum { CMD_BUILD = 0, CMD_PROBE, CMD_COMPARE, CMD_SYNTH, CMD_APPLY, CMD_MATRIX, CMD_RAW };
#define C_BUILD (1u << CMD_BUILD)
#define C_PROBE (1u << CMD_PROBE)
#define C_COMPARE (1u << CMD_COMPARE)
#define C_SYNTH (1u << CMD_SYNTH)
#define C_APPLY (1u << CMD_APPLY)
#define C_MATRIX (1u << CMD_MATRIX)
#define C_RAW (1u << CMD_RAW)

enum { NORM_STANDARDIZE = 0, NORM_MINMAX, NORM_NONE };
static const char *const norm_names[] = { "standardize", "minmax", "none" };
enum { TASK_AUTO = 0, TASK_CLASSIFY, TASK_REGRESS };
enum { PROBE_AUTO = 0, PROBE_LOGISTIC, PROBE_RIDGE, PROBE_MLP, PROBE_MEANS };
static const char *const probe_names[] = { "auto", "logistic", "ridge", "mlp", "mean-difference" };

typedef struct opts {
    /* build */
    const char *strategy, *input, *output, *library, *array, *labels, *groups, *norm_from;
    const char *axis, *take;
    const char *layer, *layers, *input_layer, *target_layer, *target_feature, *features, *combine,
        *rows, *pattern;
    int    verify, task, normalize, fit_rows, skip_bad, each_layer, raw, deflate, randomized;
    size_t pca;
    double test_size;
    uint64_t split_seed;
    /* probe, compare */
    int    probe, tune, stored_split;
    size_t folds, seeds, shuffles, hidden, epochs;
    double penalty;
    uint64_t fold_seed;
    const char *types, *save, *steering, *erase;
    nn_ints k_sparse;
    int    steering_by;
    /* synthesize */
    size_t sentences, n_layers, dim, n_features;
    nn_irange fragments;
    const char *planted;
    double strength, active;
    int    dtype;
} opts;

#define F(member) offsetof(opts, member)
static const nn_option table[] = {
    { .key = "strategy", .type = NN_APP_TEXT, .field = F(strategy), .value = "NAME",
      .group = "data set", .commands = C_BUILD,
      .help = "embedding-to-feature, hidden-to-feature, hidden-to-concept, embedding-to-concept or "
              "activation-to-concept",
      .mode = "!array", .effect = NN_EFFECT_DATA, .probe = "activation-to-concept" },
    { .key = "input", .type = NN_APP_TEXT, .field = F(input), .value = "DIR", .group = "data set",
      .commands = C_BUILD | C_APPLY,
      .help = "folder of sentence_*.npz files; apply: such a folder or a data set F.npz, with labels",
      .mode = "!array", .effect = NN_EFFECT_DATA, .probe = "sent2" },
    { .key = "output", .type = NN_APP_TEXT, .field = F(output), .value = "F.npz",
      .group = "data set", .commands = C_BUILD | C_RAW,
      .help = "file to make; report and run.json take its stem (default: generated_datasets/ and a "
              "name made of the choices)",
      .effect = NN_EFFECT_PLACE, .probe = "other.npz" },
    { .key = "target_layer", .type = NN_APP_TEXT, .field = F(target_layer), .value = "L",
      .group = "data set", .commands = C_BUILD, .help = "*-to-feature: layer of the feature",
      .mode = "strategy=embedding-to-feature|hidden-to-feature", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-feature --target-layer 1 --target-feature 2;2", .fixture = "bare" },
    { .key = "target_feature", .type = NN_APP_TEXT, .field = F(target_feature), .value = "K",
      .group = "data set", .commands = C_BUILD, .help = "*-to-feature: the feature",
      .mode = "strategy=embedding-to-feature|hidden-to-feature", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-feature --target-layer 1 --target-feature 2;3", .fixture = "bare" },
    { .key = "features", .type = NN_APP_TEXT, .field = F(features), .value = "K1,K2", .group = "data set",
      .commands = C_BUILD, .help = "*-to-feature: several features, y becomes [n, m]",
      .mode = "strategy=embedding-to-feature|hidden-to-feature", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-feature --target-layer 1 --features 2,3;2,5", .fixture = "bare" },
    { .key = "input_layer", .type = NN_APP_TEXT, .field = F(input_layer), .value = "L",
      .group = "data set", .commands = C_BUILD,
      .help = "hidden-to-feature: x from this layer instead of the target layer",
      .mode = "strategy=hidden-to-feature", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-feature --target-layer 1 --target-feature 2;2", .fixture = "bare" },
    { .key = "layer", .type = NN_APP_TEXT, .field = F(layer), .value = "L", .group = "data set",
      .commands = C_BUILD, .help = "*-to-concept: one layer",
      .mode = "strategy=hidden-to-concept|activation-to-concept", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-concept --layer 1;2", .fixture = "bare" },
    { .key = "layers", .type = NN_APP_TEXT, .field = F(layers), .value = "LIST", .group = "data set",
      .commands = C_BUILD, .help = "several layers: 0-5 or 2,5,10 or 0-2,10,15-17; hidden-to-feature: "
                                   "input layers, with --each-layer",
      .mode = "strategy=hidden-to-concept|activation-to-concept|hidden-to-feature", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-concept --layers 1,2;0,2", .fixture = "bare" },
    { .key = "combine", .type = NN_APP_TEXT, .field = F(combine), .def = "concat", .value = "HOW",
      .group = "data set", .commands = C_BUILD,
      .help = "several layers: concat, mean, or diff (second - first)",
      .mode = "layers or library", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-concept --layers 1,2;mean", .fixture = "bare" },
    { .key = "rows", .type = NN_APP_TEXT, .field = F(rows), .def = "final", .value = "WHICH",
      .group = "data set", .commands = C_BUILD,
      .help = "final (complete sentences), all fragments, or last:T of them",
      .mode = "!array", .effect = NN_EFFECT_DATA, .probe = "all" },
    { .key = "each_layer", .type = NN_APP_BOOL, .field = F(each_layer), .group = "data set", .commands = C_BUILD,
      .help = "one data set per layer of --layers, in one pass: F_l0.npz, F_l1.npz, ...",
      .mode = "layers", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-concept --layers 1,2;true", .fixture = "bare" },
    { .key = "skip_bad", .type = NN_APP_BOOL, .field = F(skip_bad), .group = "data set", .commands = C_BUILD,
      .help = "leave bad files out and list them in meta_skipped, instead of stopping before anything is written",
      .mode = "!array", .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "bad" },
    { .key = "verify", .type = NN_APP_BOOL, .field = F(verify), .group = "data set",
      .commands = C_BUILD,
      .help = "read the arrays that are wanted whole and check their CRC-32: a damaged file is an error",
      .mode = "!array", .effect = NN_EFFECT_SPEED, .probe = "true" },
    { .key = "array", .type = NN_APP_TEXT, .field = F(array), .value = "F",
      .group = "from a plain matrix", .commands = C_BUILD,
      .help = "array instead of --input: F.npy, F.npz:NAME, F.pt:NAME, F.safetensors:NAME, F.csv; "
              "DIR or DIR/part_*.npy: shards; NAME or file with {l}: one data set per layer",
      .effect = NN_EFFECT_DATA, .probe = "other/x.npz:X_raw", .fixture = "array" },
    { .key = "axis", .type = NN_APP_TEXT, .field = F(axis), .value = "NAME=K",
      .group = "from a plain matrix", .commands = C_BUILD,
      .help = "names for the axes of a 3-d or 4-d array: layer=1,token=2; one called layer is stored",
      .mode = "array", .effect = NN_EFFECT_DATA, .probe = "layer=0", .fixture = "cube" },
    { .key = "take", .type = NN_APP_TEXT, .field = F(take), .value = "AXIS=WHAT",
      .group = "from a plain matrix", .commands = C_BUILD,
      .help = "what becomes of each axis beside rows and columns: a place (-1: the last), last, mean, "
              "max, all (more rows), each (a data set for each place)",
      .mode = "array", .effect = NN_EFFECT_DATA, .probe = "0=2", .fixture = "cube" },
    { .key = "task", .type = NN_APP_ENUM, .field = F(task), .def = "auto",
      .choices = "auto|classify|regress", .group = "from a plain matrix", .commands = C_BUILD,
      .help = "what the labels are; auto: integers and text are classes, floats are targets",
      .mode = "array", .effect = NN_EFFECT_DATA, .probe = "regress", .fixture = "array" },
    { .key = "labels", .type = NN_APP_TEXT, .field = F(labels), .value = "F",
      .group = "from a plain matrix", .commands = C_BUILD,
      .help = "its labels: F.csv:COLUMN (text becomes class numbers, sorted), F.npy, F.npz:NAME; [n], "
              "[n,1] or one-hot",
      .mode = "array", .effect = NN_EFFECT_DATA, .probe = "l.csv:c", .fixture = "array" },
    { .key = "groups", .type = NN_APP_TEXT, .field = F(groups), .value = "F",
      .group = "from a plain matrix", .commands = C_BUILD,
      .help = "which rows belong together (one text, one speaker), as --labels: they share a fold",
      .mode = "array", .effect = NN_EFFECT_DATA, .probe = "l.csv:g", .fixture = "array" },
    { .key = "library", .type = NN_APP_TEXT, .field = F(library), .value = "FILE", .group = "data set",
      .commands = C_BUILD,
      .help = "YAML file with a list of data sets; --config with such a file is the same",
      .effect = NN_EFFECT_DATA, .probe = "lib2.yaml", .fixture = "library" },
    { .key = "normalize", .type = NN_APP_ENUM, .field = F(normalize), .def = "standardize",
      .choices = "standardize|minmax|none", .group = "scaling", .commands = C_BUILD,
      .help = "columns of X; the parameters are stored",
      .mode = "!norm_from", .effect = NN_EFFECT_DATA, .probe = "none", .fixture = "plain" },
    { .key = "norm_from", .type = NN_APP_TEXT, .field = F(norm_from), .value = "F.npz", .group = "scaling",
      .commands = C_BUILD, .help = "apply the stored normalisation (and PCA) of another data set",
      .effect = NN_EFFECT_DATA, .probe = "other/x.npz", .fixture = "plain" },
    { .key = "fit_rows", .type = NN_APP_ENUM, .field = F(fit_rows), .def = "all",
      .choices = "all|train", .group = "scaling", .commands = C_BUILD,
      .help = "train: fit on the rows of a stored split only (split_train, split_test)",
      .mode = "!norm_from", .effect = NN_EFFECT_DATA, .probe = "train", .fixture = "plain" },
    { .key = "test_size", .type = NN_APP_NUM, .field = F(test_size), .def = "0.2", .min = 0,
      .max = 1, .unit = "0..1", .flags = NN_APP_ABOVE | NN_APP_BELOW, .group = "scaling",
      .commands = C_BUILD,
      .help = "share of the sentences in split_test",
      .mode = "fit_rows=train or library", .effect = NN_EFFECT_DATA, .probe = "0.4" },
    { .key = "split_seed", .type = NN_APP_SEED, .field = F(split_seed), .def = "42", .group = "scaling",
      .commands = C_BUILD, .help = "seed of that split",
      .mode = "fit_rows=train or library", .effect = NN_EFFECT_DATA, .probe = "7" },
    { .key = "pca", .type = NN_APP_SIZE, .field = F(pca), .def = "0", .unit = "components",
      .group = "scaling", .commands = C_BUILD, .help = "reduce X after scaling; 0 = no",
      .mode = "!norm_from", .effect = NN_EFFECT_DATA, .probe = "2", .fixture = "plain" },
    { .key = "pca_randomized", .type = NN_APP_BOOL, .field = F(randomized), .group = "scaling",
      .commands = C_BUILD, .help = "sketch (Halko et al. 2011) instead of the exact decomposition",
      .mode = "pca or library", .effect = NN_EFFECT_DATA,
      .probe = "--strategy hidden-to-concept --layers 0-2 --pca 2;true", .fixture = "bare" },
    { .key = "raw", .type = NN_APP_BOOL, .field = F(raw), .def = "true", .group = "scaling", .commands = C_BUILD,
      .help = "store X_raw beside X: X before scaling, so that probes refit the scaler in each fold",
      .mode = "normalize!=none or pca or norm_from or library", .effect = NN_EFFECT_DATA, .probe = "false" },
    { .key = "deflate", .type = NN_APP_BOOL, .field = F(deflate), .group = "scaling",
      .commands = C_BUILD | C_SYNTH, .help = "compress the arrays",
      .effect = NN_EFFECT_DATA, .probe = "true" },

    { .key = "probe", .type = NN_APP_ENUM, .field = F(probe), .def = "auto",
      .choices = "auto|logistic|ridge|mlp|mean-difference", .group = "probe",
      .commands = C_PROBE | C_COMPARE | C_MATRIX,
      .help = "auto: logistic for concepts, ridge for features",
      .effect = NN_EFFECT_DATA, .probe = "mean-difference" },
    { .key = "folds", .type = NN_APP_SIZE, .field = F(folds), .def = "5", .min = 2, .max = 1000,
      .group = "probe", .commands = C_PROBE | C_COMPARE | C_MATRIX,
      .help = "stratified by label, grouped by sentence",
      .mode = "!stored_split", .effect = NN_EFFECT_DATA, .probe = "3" },
    { .key = "fold_seed", .type = NN_APP_SEED, .field = F(fold_seed), .def = "42", .group = "probe",
      .commands = C_PROBE | C_COMPARE | C_MATRIX, .help = "seed of the folds",
      .effect = NN_EFFECT_DATA, .probe = "7" },
    { .key = "seeds", .type = NN_APP_SIZE, .field = F(seeds), .def = "1", .min = 1, .max = 1000,
      .group = "probe", .commands = C_PROBE | C_COMPARE | C_MATRIX,
      .help = "repeat with that many fold seeds; figures become means",
      .mode = "!stored_split", .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "stored_split", .type = NN_APP_BOOL, .field = F(stored_split), .group = "probe",
      .commands = C_PROBE | C_COMPARE,
      .help = "no folds: fit on split_train, judge on split_test of the data set (--fit-rows train)",
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "shuffles", .type = NN_APP_SIZE, .field = F(shuffles), .def = "1", .min = 1,
      .max = 100000, .group = "probe", .commands = C_PROBE | C_COMPARE,
      .help = "runs on shuffled labels (of whole sentences); with 20 and more a p-value worth the "
              "name",
      .effect = NN_EFFECT_DATA, .probe = "3" },
    { .key = "types", .type = NN_APP_TEXT, .field = F(types), .value = "F", .group = "probe",
      .commands = C_PROBE | C_COMPARE,
      .help = "type of each row (its word), as --labels: a control task gives every type one random "
              "label; selectivity is accuracy less control accuracy",
      .effect = NN_EFFECT_DATA, .probe = "t.csv:w" },
    { .key = "penalty", .type = NN_APP_NUM, .field = F(penalty), .def = "1", .min = 0, .max = 1e12,
      .flags = NN_APP_ABOVE, .group = "probe", .commands = C_PROBE | C_COMPARE | C_MATRIX,
      .help = "L2: 1/C of logistic, alpha of ridge, on scaled columns",
      .mode = "probe=auto|logistic|ridge", .effect = NN_EFFECT_DATA, .probe = "0.01" },
    { .key = "tune", .type = NN_APP_BOOL, .field = F(tune), .group = "probe",
      .commands = C_PROBE | C_COMPARE | C_MATRIX,
      .help = "choose the penalty inside each fold by an inner cross-validation",
      .mode = "probe=auto|logistic|ridge", .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "hidden", .type = NN_APP_SIZE, .field = F(hidden), .def = "32", .min = 1, .max = 4096,
      .unit = "units", .group = "probe", .commands = C_PROBE | C_COMPARE | C_MATRIX, .help = "mlp: hidden layer",
      .mode = "probe=mlp", .effect = NN_EFFECT_DATA, .probe = "--probe mlp --epochs 2;4" },
    { .key = "epochs", .type = NN_APP_SIZE, .field = F(epochs), .def = "60", .min = 1, .max = 100000,
      .group = "probe", .commands = C_PROBE | C_COMPARE | C_MATRIX, .help = "mlp: passes over the rows",
      .mode = "probe=mlp", .effect = NN_EFFECT_DATA, .probe = "--probe mlp --epochs 2;40" },
    { .key = "save", .type = NN_APP_TEXT, .field = F(save), .flags = NN_APP_WRITES,
      .value = "PROBE.npz", .group = "probe", .commands = C_PROBE, .help = "the probe fitted on all rows",
      .effect = NN_EFFECT_PLACE, .probe = "saved.npz" },
    { .key = "k_sparse", .type = NN_APP_INTS, .field = F(k_sparse), .min = 1, .max = 1e6,
      .value = "K1,K2", .group = "probe", .commands = C_PROBE,
      .help = "the same probe on the best K columns alone, chosen in each fold: by the difference of "
              "class means, for real targets by covariance",
      .effect = NN_EFFECT_DATA, .probe = "1,2" },
    { .key = "steering", .type = NN_APP_TEXT, .field = F(steering), .flags = NN_APP_WRITES,
      .value = "F.npz", .group = "probe", .commands = C_PROBE,
      .help = "directions to steer along, in columns of X before scaling, from all rows",
      .effect = NN_EFFECT_DATA, .probe = "steered.npz" },
    { .key = "steering_by", .type = NN_APP_ENUM, .field = F(steering_by), .def = "means",
      .choices = "means|normal", .group = "probe", .commands = C_PROBE,
      .help = "means: mean of a class less that of the others (features: active less inactive rows); "
              "normal: of the fitted probe",
      .mode = "steering", .effect = NN_EFFECT_DATA, .probe = "--steering along.npz;normal" },
    { .key = "erase", .type = NN_APP_TEXT, .field = F(erase), .flags = NN_APP_WRITES,
      .value = "F.npz", .group = "probe", .commands = C_PROBE,
      .help = "a copy of the data set off which no linear probe reads the labels better than a "
              "constant (LEACE; fitted on all rows, with --stored-split on split_train)",
      .effect = NN_EFFECT_DATA, .probe = "erased.npz" },

    { .key = "sentences", .type = NN_APP_SIZE, .field = F(sentences), .def = "100", .min = 1, .max = 1e7,
      .group = "folder", .commands = C_SYNTH, .help = "files",
      .effect = NN_EFFECT_DATA, .probe = "3" },
    { .key = "n_layers", .type = NN_APP_SIZE, .field = F(n_layers), .def = "26", .min = 1, .max = 4096,
      .group = "folder", .commands = C_SYNTH, .alias = "layers", .help = "layers per file",
      .effect = NN_EFFECT_DATA, .probe = "4" },
    { .key = "dim", .type = NN_APP_SIZE, .field = F(dim), .def = "2304", .min = 1, .max = 1e6,
      .group = "folder", .commands = C_SYNTH, .help = "width of embeddings and hidden states",
      .effect = NN_EFFECT_DATA, .probe = "5" },
    { .key = "n_features", .type = NN_APP_SIZE, .field = F(n_features), .def = "16384", .min = 4,
      .max = 1e7, .group = "folder", .commands = C_SYNTH, .alias = "features",
      .help = "SAE features per layer",
      .effect = NN_EFFECT_DATA, .probe = "9" },
    { .key = "fragments", .type = NN_APP_IRANGE, .field = F(fragments), .def = "3:9", .min = 1,
      .max = 10000, .group = "folder", .commands = C_SYNTH, .help = "fragments per sentence",
      .effect = NN_EFFECT_DATA, .probe = "2:4" },
    { .key = "planted", .type = NN_APP_TEXT, .field = F(planted), .def = "", .value = "LIST",
      .group = "folder", .commands = C_SYNTH,
      .help = "layers that carry the concept (default: the middle third)",
      .effect = NN_EFFECT_DATA, .probe = "0" },
    { .key = "strength", .type = NN_APP_NUM, .field = F(strength), .def = "4", .min = 0,
      .max = 1000, .group = "folder", .commands = C_SYNTH,
      .help = "distance between neighbouring labels along the direction, in standard deviations",
      .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "active", .type = NN_APP_NUM, .field = F(active), .def = "0.01", .min = 0, .max = 1,
      .unit = "0..1", .group = "folder", .commands = C_SYNTH, .help = "share of SAE features that fire",
      .effect = NN_EFFECT_DATA, .probe = "0.5" },
    { .key = "dtype", .type = NN_APP_ENUM, .field = F(dtype), .def = "float16",
      .choices = "float16|float32", .group = "folder", .commands = C_SYNTH,
      .help = "of embeddings and hidden states",
      .effect = NN_EFFECT_DATA, .probe = "float32" },
};
#define BUILD_USES                                                                             \
    (NN_APP_USES | NN_APP_USES_THREADS | NN_APP_USES_RESUME | NN_APP_USES_OVERWRITE |         \
     NN_APP_USES_DRY_RUN | NN_APP_USES_JSON)
static nn_status prepare(nn_app *app, void *opts_, nn_error *e);
static const nn_app_command commands[] = {
    { .name = "build",
      .help = "a probing data set from a folder of sentence files or a plain matrix (the word may be left out)",
      .uses = BUILD_USES },
    { .name = "probe", .args = "F.npz", .min_args = 1, .max_args = 1,
      .help = "cross-validated probe with controls, and a report", .out = "results/probes" },
    { .name = "compare", .args = "F.npz...", .min_args = 1, .max_args = 10000,
      .help = "one table and one plot over data sets (layers, strategies)", .out = "results/probes" },
    { .name = "synthesize",
      .help = "a folder of sentence files with planted directions, to try things without a language model" },
    { .name = "apply", .args = "PROBE.npz", .min_args = 1, .max_args = 1,
      .help = "judge a saved probe on rows that it has never seen: --input DIR or F.npz",
      .out = "results/probes",
      .uses = NN_APP_USES_RUN & ~NN_APP_USES_SEED },
    { .name = "matrix", .args = "F.npz F.npz...", .min_args = 2, .max_args = 200,
      .help = "fitted on one data set, judged on another: every pair (of the same rows: by folds)",
      .out = "results/probes" },
    { .name = "denormalise", .args = "F.npz", .min_args = 1, .max_args = 1,
      .help = "the same data set with X as it was before scaling: --output G.npz",
      .uses = NN_APP_USES | NN_APP_USES_OVERWRITE | NN_APP_USES_DRY_RUN | NN_APP_USES_JSON },
};
static const nn_app_program program = {
    .name = "probe_data",
    .about = "Probing data sets from embeddings, hidden states and SAE activations; probes with "
             "honest controls.",
    .notes = "USAGE\n"
             "  probe_data --strategy hidden-to-concept --input DIR --layers 0-5 --output F.npz\n"
             "  probe_data --strategy hidden-to-feature --input DIR --target-layer 12 "
             "--target-feature 1234 --output F.npz\n"
             "  probe_data --config library.yaml          many data sets in one pass "
             "(examples/configs/probe_data.yaml)\n"
             "  probe_data --array A.npz:vectors --labels L.csv:category --output F.npz\n"
             "  probe_data --array ACTS.npz:h --axis layer=1 --take layer=each --labels Y.npy --output F.npz\n"
             "  probe_data --array CACHE.pt:blocks.{l}.hook_resid_post --take 1=last --labels Y.npy\n"
             "             --output F.npz     one data set per layer, then compare F_l*.npz\n"
             "  probe_data probe F.npz --tune --save PROBE.npz\n"
             "  probe_data probe F.npz --k-sparse 1,2,4,8 --steering DIRECTION.npz --erase ERASED.npz\n"
             "  probe_data apply PROBE.npz --input DIR     the same layers, scaler and PCA on other sentences\n"
             "  probe_data compare F1.npz F2.npz ...\n"
             "  probe_data matrix F1.npz F2.npz ...        fitted on each, judged on each\n"
             "  probe_data denormalise F.npz --output G.npz   X before scaling, for other programs\n"
             "  probe_data synthesize --out DIR --sentences 100\n"
             "\n"
             "FIGURES\n"
             "  accuracy, balanced_accuracy, auc (pairs of one fold) and r2 come from rows\n"
             "  that the probe was not fitted on; NAME_lo and NAME_hi are the 95 % interval\n"
             "  of what this procedure scores on so many rows. Rows of one sentence are one\n"
             "  draw and share a fold. tests/interop/sim_intervals.py measures how often\n"
             "  they cover. What cannot be measured is said (\"r2 undefined: constant\n"
             "  target\", null in JSON) and never the best: a target without variation, a\n"
             "  label with fewer rows or sentences than folds. --shuffles 99 runs the same\n"
             "  on shuffled labels: permutation_p = (1 + shuffles that reach the figure) /\n"
             "  (1 + shuffles), and the time of as many cross-validations (--dry-run says\n"
             "  how long). active_*: a feature as a detector of \"not 0\". ece: expected\n"
             "  calibration error, 15 equal bins of the largest probability. A control task\n"
             "  (Hewitt and Liang 2019) is added by --types WORDS.csv:word: each type has\n"
             "  one label, drawn from the labels of the rows (new ones per seed);\n"
             "  control_accuracy is what the same probe then scores, selectivity = accuracy\n"
             "  - control_accuracy. Of several features (--features) each has its\n"
             "  r2_feature_K; r2 is the mean of those that are not constant.\n"
             "\n"
             "MEMORY\n"
             "  A data set needs its own x (rows x columns x 4 bytes) and some 15 MB,\n"
             "  however large the folder is. --pca holds the scaled rows in double beside\n"
             "  it, --resume the earlier rows and the new ones.\n",
    .commands = commands,
    .n_commands = sizeof commands / sizeof *commands,
    .options = table,
    .n_options = sizeof table / sizeof *table,
    .prepare = prepare
};

/* ---- small helpers -------------------------------------------------------- */
static nn_status fail(nn_error *e, nn_status s, const char *fmt, ...) NN_PRINTF(3, 4);
static nn_status fail(nn_error *e, nn_status s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    nn_error_setv(e, s, 0, 0, 0, fmt, ap);
    va_end(ap);
    return s;
}
/* The exit code; a stopped run says what it leaves and how to go on. */
static int finish(nn_app *app, nn_status s, const nn_error *e)
{
    const int keeps = app->command == CMD_BUILD || app->command == CMD_SYNTH;
    if (s == NN_E_STOPPED && keeps) nn_app_interrupted(app, e->msg);
    else if (s == NN_E_STOPPED) {         /* nothing to go on with: --resume is only allowed in there */
        app->interrupted = 1;
        fflush(stdout);
        fprintf(stderr, "probe_data: interrupted: %s; start it again with: %s%s\n", e->msg,
                app->command_line, app->overwrite || app->resume ? "" : " --resume");
    }
    return nn_app_finish(app, s == NN_OK ? NULL : e);
}
static void *need(void *p)      /* the program's own small tables; the libraries report lack of
                                   memory themselves */
{
    if (!p) { fputs("probe_data: out of memory\n", stderr); exit(1); }
    return p;
}
/* "DIR/a/b.npz" -> directory "DIR/a", stem "b", both in the arena */
static void split_path(nn_app *app, const char *path, const char **dir, const char **stem)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    *dir = slash ? nn_app_text(app, "%.*s", (int)(slash - path), path) : ".";
    if (slash == path) *dir = "/";
    *stem = dot && dot > base ? nn_app_text(app, "%.*s", (int)(dot - base), base) :
                                nn_app_text(app, "%s", base);
}
/* Into a file's arrays, if it could be made; t is empty afterwards in every case. */
static nn_status put_made(nn_dict *d, const char *key, nn_tensor *t, nn_status made, nn_error *e)
{
    nn_status s = made == NN_OK ? nn_dict_put(d, key, t, e) : made;
    nn_tensor_free(t);
    return s;
}
static nn_status put_text(nn_dict *d, const char *key, const char *text, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s = nn_tensor_scalar_text(&t, text, NULL, e);
    return put_made(d, key, &t, s, e);
}
static nn_status put_i64(nn_dict *d, const char *key, int64_t v, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s = nn_tensor_scalar_i64(&t, v, NULL, e);
    return put_made(d, key, &t, s, e);
}
static nn_status put_f64(nn_dict *d, const char *key, double v, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s = nn_tensor_scalar_f64(&t, v, NULL, e);
    return put_made(d, key, &t, s, e);
}
static nn_status put_copy(nn_dict *d, const char *key, const nn_tensor *v, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s = nn_tensor_copy(&t, v, NULL, e);
    return put_made(d, key, &t, s, e);
}
static nn_status put_ints(nn_dict *d, const char *key, const int64_t *v, size_t n, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s = nn_tensor_make1(&t, NN_I64, n, NULL, e);
    if (s == NN_OK && n) memcpy(t.data, v, n * sizeof *v);
    return put_made(d, key, &t, s, e);
}
/* strings [n] as a unicode array */
static nn_status put_texts(nn_dict *d, const char *key, const char *const *v, size_t n, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    nn_status s;
    size_t i, width = 1;
    for (i = 0; i < n; i++) {
        size_t k = 0, len = strlen(v[i]), at, w;
        uint32_t c;
        for (at = 0; at < len; at += w ? w : 1, k++) w = nn_utf8_get(v[i] + at, len - at, &c);
        if (k > width) width = k;
    }
    s = nn_tensor_make_text(&t, NN_UCS4, width, 1, &n, NULL, e);
    for (i = 0; s == NN_OK && i < n; i++) {
        size_t k = 0, len = strlen(v[i]), at, w;
        for (at = 0; at < len; at += w, k++) {
            uint32_t c = 0xFFFD;
            w = nn_utf8_get(v[i] + at, len - at, &c);
            if (!w) w = 1;
            memcpy((unsigned char *)t.data + i * t.itemsize + 4 * k, &c, 4);
        }
    }
    return put_made(d, key, &t, s, e);
}
/* The original program's names (meta_method, meta_mean, ...) beside ours. */
static nn_status put_our_names(nn_dict *d, nn_error *e)
{
    static const char *const names[][2] = {
        { "norm_method", "meta_method" }, { "norm_method", "meta_normalization" },
        { "norm_mean", "meta_mean" },     { "norm_std", "meta_std" },
        { "norm_min", "meta_min" },       { "norm_max", "meta_max" } };
    size_t i;
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && i < sizeof names / sizeof *names; i++) {
        const nn_tensor *t = nn_dict_get(d, names[i][1]);
        if (t && !nn_dict_get(d, names[i][0])) s = put_copy(d, names[i][0], t, e);
    }
    return s;
}
/* The arrays of a data set but its matrices, which may be larger than all the rest; *z (may be
 * NULL) stays open for them. */
static nn_status read_small(nn_dict *d, nn_npz **z, const char *path, nn_error *e)
{
    nn_npz *f = NULL;
    nn_status s = nn_npz_open(&f, path, NULL, e);
    size_t i;
    for (i = 0; s == NN_OK && i < nn_npz_count(f); i++) {
        nn_tensor t = NN_ZERO;
        if (strcmp(nn_npz_name(f, i), "X") == 0 || strcmp(nn_npz_name(f, i), "X_raw") == 0) continue;
        s = nn_npz_get(f, i, &t, e);
        s = put_made(d, nn_npz_name(f, i), &t, s, e);
    }
    if (s == NN_OK) s = put_our_names(d, e);
    if (z && s == NN_OK) *z = f;
    else nn_npz_close(f);
    return s;
}
static int text_is(const nn_dict *d, const char *key, const char *want)
{
    const nn_tensor *t = nn_dict_get(d, key);
    char buf[256];
    if (!t || t->dtype != NN_UCS4 || nn_tensor_count(t) != 1) return 0;
    (void)nn_tensor_text(t, 0, buf, sizeof buf);
    return strcmp(buf, want) == 0;
}

/* ---- one data set to be made: the same words from flags and from a library file ---------------- */
typedef struct spec {
    nn_probing_desc d;
    int64_t layers[512], features[4096];
    const char *output;
    int normalize, fit_rows, has_target;
    size_t pca;
} spec;

static const char *const combine_names[] = { "concat", "mean", "diff" };      /* as in nn_probing_combine */
static const char *rows_text(char buf[32], const spec *s)
{
    if (s->d.rows == NN_ROWS_LAST) (void)snprintf(buf, 32, "last:%zu", s->d.last);
    else (void)snprintf(buf, 32, "%s", s->d.rows == NN_ROWS_ALL ? "all" : "final");
    return buf;
}
static nn_status whole(const char *what, const char *text, int64_t *out, nn_error *e)
{
    size_t n = strlen(text);
    if (nn_i64_parse(text, n, out) != n || *out < 0)
        return fail(e, NN_E_ARG, "%s: expected a number from 0, got '%.60s'", what, text);
    return NN_OK;
}
/* One option in words. A NULL value is "not given". */
static nn_status spec_set(spec *s, const char *key, const char *v, nn_error *e)
{
    nn_status st = NN_OK;
    size_t i;
    int64_t one = 0;
    if (!v) return NN_OK;
    if (strcmp(key, "strategy") == 0) {
        s->d.strategy = nn_probing_strategy_parse(v);
        if (!s->d.strategy)
            return fail(
                e, NN_E_ARG,
                "strategy: expected embedding-to-feature, hidden-to-feature, hidden-to-concept, "
                "embedding-to-concept or activation-to-concept, got '%.40s'",
                v);
    } else if (strcmp(key, "target_layer") == 0) {
        st = whole("target-layer", v, &s->d.target_layer, e);
        s->has_target = 1;
    } else if (strcmp(key, "target_feature") == 0 || strcmp(key, "features") == 0) {
        if (s->d.n_features)
            return fail(
                e, NN_E_ARG,
                "features: expected either a target feature or a list of features, got both");
        if (strcmp(key, "target_feature") == 0) {
            st = whole("target-feature", v, &one, e);
            s->features[0] = one;
            s->d.n_features = 1;
        } else {
            const char *p = v;
            for (;;) {                                    /* in the order given: they are columns of y */
                size_t n = strcspn(p, ","), used = nn_i64_parse(p, n, &one);
                if (n == 0 || used != n || one < 0)
                    return fail(e, NN_E_ARG,
                                "features: expected numbers like 3,17,256, got '%.60s'", v);
                if (s->d.n_features == sizeof s->features / sizeof *s->features)
                    return fail(e, NN_E_LIMIT, "features: more than %zu", s->d.n_features);
                for (i = 0; i < s->d.n_features; i++)
                    if (s->features[i] == one)
                        return fail(e, NN_E_ARG, "features: %" PRId64 " is named twice", one);
                s->features[s->d.n_features++] = one;
                p += n;
                if (!*p) break;
                p++;
            }
        }
        s->d.features = s->features;
    } else if (strcmp(key, "input_layer") == 0) {
        st = whole("input-layer", v, &s->d.input_layer, e);
        s->d.has_input_layer = 1;
    } else if (strcmp(key, "layer") == 0 || strcmp(key, "layers") == 0) {
        if (s->d.n_layers)
            return fail(e, NN_E_ARG, "layers: expected either --layer or --layers, got both");
        if (strcmp(key, "layer") == 0) { st = whole("layer", v, &s->layers[0], e); s->d.n_layers = 1; }
        else st = nn_layers_parse(s->layers, sizeof s->layers / sizeof *s->layers, &s->d.n_layers, v, e);
        s->d.layers = s->layers;
    } else if (strcmp(key, "combine") == 0) {
        for (i = 0; i < 3 && strcmp(v, combine_names[i]) != 0; i++) continue;
        if (i == 3) return fail(e, NN_E_ARG, "combine: expected concat, mean or diff, got '%.60s'", v);
        s->d.combine = (nn_probing_combine)i;
    } else if (strcmp(key, "rows") == 0) {
        if (strcmp(v, "final") == 0) s->d.rows = NN_ROWS_FINAL;
        else if (strcmp(v, "all") == 0) s->d.rows = NN_ROWS_ALL;
        else if (strncmp(v, "last:", 5) == 0 && whole("rows", v + 5, &one, e) == NN_OK &&
                 one >= 1) {
            s->d.rows = NN_ROWS_LAST;
            s->d.last = (size_t)one;
        } else
            return fail(e, NN_E_ARG,
                        "rows: expected final, all or last:T with T of at least 1, got '%.60s'", v);
    } else if (strcmp(key, "normalize") == 0) {
        for (i = 0; i < 3 && strcmp(v, norm_names[i]) != 0; i++) continue;
        if (i == 3)
            return fail(e, NN_E_ARG, "normalize: expected standardize, minmax or none, got '%.60s'",
                        v);
        s->normalize = (int)i;
    } else if (strcmp(key, "fit_rows") == 0) {
        if (strcmp(v, "all") != 0 && strcmp(v, "train") != 0)
            return fail(e, NN_E_ARG, "fit-rows: expected all or train, got '%.60s'", v);
        s->fit_rows = v[0] == 't';
    } else if (strcmp(key, "pca") == 0) {
        st = whole("pca", v, &one, e);
        s->pca = (size_t)one;
    } else if (strcmp(key, "output") == 0) s->output = v;
    else
        return fail(
            e, NN_E_ARG,
            "unknown key '%.60s'; expected strategy, output, target_layer, target_feature, "
            "features, input_layer, layer, layers, combine, rows, normalize, fit_rows or pca",
            key);
    return st;
}
/* What a data set needs and what it does not take, the same for flags and library entries. */
static nn_status spec_check(const spec *s, nn_error *e)
{
    const nn_probing_strategy kind = s->d.strategy;
    const char *name = nn_probing_strategy_name(kind);
    const int feature = kind == NN_PROBING_EMBEDDING_TO_FEATURE ||
                        kind == NN_PROBING_HIDDEN_TO_FEATURE;
    const int layered = kind == NN_PROBING_HIDDEN_TO_CONCEPT ||
                        kind == NN_PROBING_ACTIVATION_TO_CONCEPT;
    nn_status st;
    if (layered && !s->d.n_layers)
        return fail(e, NN_E_ARG, "%s needs either --layer or --layers, got neither", name);
    if (s->has_target && kind && !feature)
        return fail(e, NN_E_ARG,
                    "--target-layer and --target-feature go with *-to-feature only, got %s", name);
    st = nn_probing_check(&s->d, e);
    if (st == NN_OK && s->d.n_features && !s->has_target)
        st = fail(e, NN_E_ARG, "%s needs --target-layer (target_layer in a library)", name);
    return st;
}
static const char *default_output(nn_app *app, const spec *s)
{
    const char *name = nn_probing_strategy_name(s->d.strategy);
    if (s->d.n_features)
        return nn_app_text(app, "generated_datasets/%s_l%" PRId64 "_f%" PRId64 "%s.npz", name,
                           s->d.target_layer, s->d.features[0], s->d.n_features > 1 ? "_more" : "");
    if (s->d.n_layers == 1)
        return nn_app_text(app, "generated_datasets/%s_l%" PRId64 ".npz", name, s->d.layers[0]);
    if (s->d.n_layers)
        return nn_app_text(app, "generated_datasets/%s_l%" PRId64 "-%" PRId64 ".npz", name,
                           s->d.layers[0], s->d.layers[s->d.n_layers - 1]);
    return nn_app_text(app, "generated_datasets/%s.npz", name);
}

/* ---- scaling, PCA, split, and the file ---------------------------------------------------------- */
typedef struct made {                   /* a data set in hand, on its way to its file */
    const spec *s;
    nn_tensor X, y, sentence, fragment; /* X before scaling, f32 [n,k] */
    const char **files;                 /* [n] name of each row's file */
    const char *strategy, *source;      /* what the metadata call them */
    double average_l0;
    nn_tensor classes;                  /* text labels: their names; else empty */
    const char *skipped;                /* lines */
    int together;                       /* array: rows of one sentence index belong together */
    int tokens;                         /* array: several rows of one, in order */
    nn_tensor split_train, split_test;
} made;
static void made_free(made *m)
{
    nn_tensor_free(&m->X);
    nn_tensor_free(&m->y);
    nn_tensor_free(&m->sentence);
    nn_tensor_free(&m->fragment);
    nn_tensor_free(&m->classes);
    nn_tensor_free(&m->split_train);
    nn_tensor_free(&m->split_test);
    free(m->files);
}
/* A scaler by the words of the document, in double: kind NORM_NONE leaves it empty. Of some rows
 * only: a part of the columns at a time,
 * so that no second x is made. */
static nn_status scaler_fit(nn_scaler *sc, int kind, const nn_tensor *x, const nn_tensor *rows, nn_error *e)
{
    size_t n, k = x->shape[1], at, i, w, q;
    nn_status s = NN_OK;
    if (kind == NORM_NONE) return NN_OK;
    sc->kind = kind == NORM_MINMAX ? NN_SCALER_MINMAX : NN_SCALER_STANDARD;
    if (!rows) return nn_scaler_fit(sc, x, e);
    n = rows->shape[0];
    for (at = 0; s == NN_OK && at < k; at += w) {
        nn_tensor part = NN_ZERO;
        nn_scaler one = NN_ZERO;
        nn_tensor *to[6], *from[6];
        one.kind = sc->kind;
        /* never one column: its sum has an order of its own */
        w = k - at <= 1024 ? k - at : k - at == 1025 ? 1023 : 1024;
        s = nn_tensor_make2(&part, x->dtype, n, w, NULL, e);
        for (i = 0; s == NN_OK && i < n; i++)
            memcpy((unsigned char *)part.data + i * w * part.itemsize,
                   (const unsigned char *)x->data +
                       ((size_t)nn_i64(rows)[i] * k + at) * x->itemsize,
                   w * x->itemsize);
        if (s == NN_OK) s = nn_scaler_fit(&one, &part, e);
        to[0] = &sc->count;
        to[1] = &sc->mean;
        to[2] = &sc->var;
        to[3] = &sc->scale;
        to[4] = &sc->min;
        to[5] = &sc->max;
        from[0] = &one.count;
        from[1] = &one.mean;
        from[2] = &one.var;
        from[3] = &one.scale;
        from[4] = &one.min;
        from[5] = &one.max;
        for (q = 0; s == NN_OK && q < 6; q++) {
            if (at == 0) s = nn_tensor_make1(to[q], NN_F64, k, NULL, e);
            if (s == NN_OK) memcpy(nn_f64(to[q]) + at, from[q]->data, w * sizeof(double));
        }
        sc->lo = one.lo;
        sc->hi = one.hi;
        sc->n_features = k;
        nn_scaler_free(&one);
        nn_tensor_free(&part);
    }
    return s;
}
/* The same from the norm_* arrays of a file: x -> (x - mean) / scale, or (x - min) / (max - min). */
static nn_status scaler_stored(nn_scaler *sc, int *kind, const nn_dict *f, const char *name,
                               size_t k, nn_error *e)
{
    static const char *const keys[3][2] = { { "norm_mean", "norm_std" },
                                            { "norm_min", "norm_max" },
                                            { NULL, NULL } };
    const nn_tensor *a, *b;
    size_t j;
    nn_tensor two = NN_ZERO;
    nn_status s;
    for (*kind = 0; *kind < 3 && !text_is(f, "norm_method", norm_names[*kind]); ++*kind) continue;
    if (*kind == 3) return fail(e, NN_E_FORMAT, "%s: no norm_method: not a data set of this program", name);
    if (*kind == NORM_NONE) return NN_OK;
    a = nn_dict_get(f, keys[*kind][0]);
    b = nn_dict_get(f, keys[*kind][1]);
    if (!a || !b || nn_tensor_count(a) != k || nn_tensor_count(b) != k)
        return fail(e, NN_E_FORMAT, "%s: expected %s and %s for %zu columns", name, keys[*kind][0],
                    keys[*kind][1], k);
    /* two rows with that mean and deviation, or that range, fit a scaler of the same kind */
    s = nn_tensor_make2(&two, NN_F64, 2, k, NULL, e);
    if (s != NN_OK) return s;
    for (j = 0; j < k; j++) {
        nn_f64(&two)[j] = nn_tensor_get_f64(a, j);
        nn_f64(&two)[k + j] = nn_tensor_get_f64(b, j);
    }
    sc->kind = *kind == NORM_MINMAX ? NN_SCALER_MINMAX : NN_SCALER_STANDARD;
    s = nn_scaler_fit(sc, &two, e);
    if (s == NN_OK && *kind == NORM_STANDARDIZE)
        for (j = 0; j < k; j++) {
            nn_f64(&sc->mean)[j] = nn_f64(&two)[j];
            nn_f64(&sc->scale)[j] = nn_f64(&two)[k + j];
        }
    nn_tensor_free(&two);
    return s;
}
static nn_status put_scaler(nn_dict *d, int kind, const nn_scaler *sc, nn_error *e)
{
    nn_status s = put_text(d, "norm_method", norm_names[kind], e);
    if (s == NN_OK && kind == NORM_STANDARDIZE) {
        s = put_copy(d, "norm_mean", &sc->mean, e);
        if (s == NN_OK) s = put_copy(d, "norm_std", &sc->scale, e);
    }
    if (s == NN_OK && kind == NORM_MINMAX) {
        s = put_copy(d, "norm_min", &sc->min, e);
        if (s == NN_OK) s = put_copy(d, "norm_max", &sc->max, e);
    }
    return s;
}
/* X as its file has it: scaled in double, projected, rounded; some megabytes of rows at a time, so
 * that x stays the only matrix. */
static nn_status put_scaled(nn_npz_writer *w, const nn_tensor *x, int kind, const nn_scaler *sc,
                            const nn_pca *pca, int level, nn_error *e)
{
    size_t n = x->shape[0], k = x->shape[1], shape[2], at,
           step = k < (1u << 19) ? (1u << 19) / (k ? k : 1) : 1;
    nn_status s;
    shape[0] = n;
    shape[1] = pca ? pca->k : k;
    s = nn_npz_begin(w, "X", NN_F32, 2, shape, level, e);
    for (at = 0; s == NN_OK && at < n; at += step) {
        nn_tensor view, wide = NN_ZERO, out = NN_ZERO;
        s = nn_tensor_rows(&view, x, at, n - at < step ? n - at : step, e);
        if (s == NN_OK && kind == NORM_NONE && !pca) {
            s = nn_npz_rows(w, view.data, nn_tensor_bytes(&view), e);
            continue;
        }
        if (s == NN_OK) s = nn_tensor_convert(&wide, &view, NN_F64, NULL, e);
        if (s == NN_OK && kind != NORM_NONE) s = nn_scaler_transform(sc, &wide, e);
        if (s == NN_OK && pca) {
            s = nn_pca_transform(&out, pca, &wide, NULL, e);
            nn_tensor_free(&wide);
            wide = out;
            memset(&out, 0, sizeof out);
        }
        if (s == NN_OK) s = nn_tensor_convert(&out, &wide, NN_F32, NULL, e);
        if (s == NN_OK) s = nn_npz_rows(w, out.data, nn_tensor_bytes(&out), e);
        nn_tensor_free(&wide);
        nn_tensor_free(&out);
    }
    return s == NN_OK ? nn_npz_end(w, e) : s;
}

/* Everything the document lists, and the few keys beyond it (X_raw, meta_files, pca_*, split_*). */
static nn_status write_set(nn_app *app, const opts *o, made *m, const char *path, nn_error *e)
{
    const spec *sp = m->s;
    nn_dict d = NN_ZERO, from = NN_ZERO;
    nn_npz_writer *w = NULL;
    nn_file_opts fo = NN_ZERO;
    nn_scaler sc = NN_ZERO;
    nn_pca pca = NN_ZERO;
    nn_status s = NN_OK;
    int kind = sp->normalize, concept = m->y.dtype == NN_I64, level = o->deflate ? 6 : 0;
    size_t n = m->X.shape[0], k = m->X.shape[1], used = sp->pca, i;
    const char *dir, *stem;
    if (sp->fit_rows) {
        nn_split_desc sd = NN_ZERO;
        sd.test_size = o->test_size;
        sd.random_state = o->split_seed;
        if (concept) sd.stratify = &m->y;
        if (sp->d.rows != NN_ROWS_FINAL || m->together) sd.groups = &m->sentence;
        s = nn_train_test_split(&m->split_train, &m->split_test, n, &sd, e);
    }
    if (s == NN_OK && o->norm_from) {
        s = read_small(&from, NULL, o->norm_from, e);
        if (s == NN_OK) s = scaler_stored(&sc, &kind, &from, o->norm_from, k, e);
    } else if (s == NN_OK) s = scaler_fit(&sc, kind, &m->X, sp->fit_rows ? &m->split_train : NULL, e);
    if (s == NN_OK && o->norm_from && nn_dict_get(&from, "pca_components")) {
        const nn_tensor *c = nn_dict_get(&from, "pca_components"), *mu = nn_dict_get(&from, "pca_mean");
        if (!mu || c->ndim != 2 || c->shape[1] != k || nn_tensor_count(mu) != k)
            s = fail(e, NN_E_FORMAT, "%s: pca_components: expected %zu columns", o->norm_from, k);
        pca.n = n;
        pca.d = k;
        pca.k = used = c->shape[0];
        if (s == NN_OK) s = nn_tensor_convert(&pca.components, c, NN_F64, NULL, e);
        if (s == NN_OK) s = nn_tensor_convert(&pca.mean, mu, NN_F64, NULL, e);
    } else if (s == NN_OK && used) {
        nn_pca_desc pd = NN_ZERO;
        nn_tensor part = NN_ZERO, wide = NN_ZERO;        /* the decomposition needs the scaled rows
                                                            in double, all at once */
        pd.n_components = used;
        pd.randomized = o->randomized;
        if (sp->fit_rows) s = nn_gather_rows(&part, &m->X, &m->split_train, NULL, e);
        if (s == NN_OK) s = nn_tensor_convert(&wide, sp->fit_rows ? &part : &m->X, NN_F64, NULL, e);
        nn_tensor_free(&part);
        if (s == NN_OK && kind != NORM_NONE) s = nn_scaler_transform(&sc, &wide, e);
        if (s == NN_OK) s = nn_pca_fit(&pca, &wide, &pd, e);
        nn_tensor_free(&wide);
    }
    if (s == NN_OK) s = put_copy(&d, "y", &m->y, e);
    if (s == NN_OK) s = put_text(&d, "meta_strategy", m->strategy, e);
    if (s == NN_OK) s = put_text(&d, "meta_input_source", m->source, e);
    if (s == NN_OK) {
        if (sp->d.n_layers) s = put_ints(&d, "meta_input_layers", sp->layers, sp->d.n_layers, e);
        else if (sp->d.strategy == NN_PROBING_HIDDEN_TO_FEATURE)
            s = put_ints(&d, "meta_input_layers",
                         sp->d.has_input_layer ? &sp->d.input_layer : &sp->d.target_layer, 1, e);
        else s = put_ints(&d, "meta_input_layers", NULL, 0, e);
    }
    if (s == NN_OK) s = put_i64(&d, "meta_input_dims", (int64_t)k, e);
    if (s == NN_OK) s = put_i64(&d, "meta_n_samples", (int64_t)n, e);
    if (s == NN_OK) s = put_copy(&d, "meta_sentence_indices", &m->sentence, e);
    if (s == NN_OK && sp->d.n_features) {
        s = put_i64(&d, "meta_target_layer", sp->d.target_layer, e);
        if (s == NN_OK)
            s = sp->d.n_features == 1 ?
                    put_i64(&d, "meta_target_feature", sp->features[0], e) :
                    put_ints(&d, "meta_target_feature", sp->features, sp->d.n_features, e);
        if (s == NN_OK) s = put_f64(&d, "meta_average_l0", m->average_l0, e);
    }
    if (s == NN_OK && (sp->d.rows != NN_ROWS_FINAL || m->tokens))
        s = put_copy(&d, "meta_fragment_indices", &m->fragment, e);
    if (s == NN_OK && sp->d.rows != NN_ROWS_FINAL) {
        char buf[32];
        s = put_text(&d, "meta_rows", rows_text(buf, sp), e);
    }
    if (s == NN_OK && sp->d.n_layers > 1) s = put_text(&d, "meta_combine", combine_names[sp->d.combine], e);
    if (s == NN_OK && m->files) s = put_texts(&d, "meta_files", m->files, n, e);
    if (s == NN_OK && m->skipped && *m->skipped) s = put_text(&d, "meta_skipped", m->skipped, e);
    if (s == NN_OK && m->classes.data) s = put_copy(&d, "meta_classes", &m->classes, e);
    if (s == NN_OK) s = put_scaler(&d, kind, &sc, e);
    if (s == NN_OK && used) {
        s = put_copy(&d, "pca_components", &pca.components, e);
        if (s == NN_OK) s = put_copy(&d, "pca_mean", &pca.mean, e);
        if (s == NN_OK && pca.ratio.data) s = put_copy(&d, "pca_explained_variance_ratio", &pca.ratio, e);
    }
    if (s == NN_OK && m->split_train.data) {
        s = put_copy(&d, "split_train", &m->split_train, e);
        if (s == NN_OK) s = put_copy(&d, "split_test", &m->split_test, e);
    }
    split_path(app, path, &dir, &stem);
    if (strcmp(dir, app->out) == 0) fo.no_sync = 2;      /* run.json flushes this folder when all is
                                                            written */
    if (s == NN_OK) s = nn_npz_create(&w, path, 0, &fo, e);
    if (s == NN_OK) s = put_scaled(w, &m->X, kind, &sc, used ? &pca : NULL, level, e);
    for (i = 0; s == NN_OK && i < d.count; i++)
        s = nn_npz_put(w, d.items[i].name, &d.items[i].value, level, e);
    if (s == NN_OK && o->raw && (kind != NORM_NONE || used)) s = nn_npz_put(w, "X_raw", &m->X, level, e);
    if (s == NN_OK) s = nn_npz_commit(w, e);
    else nn_npz_abort(w);
    if (s == NN_OK) nn_app_wrote(app, path);
    nn_pca_free(&pca);
    nn_scaler_free(&sc);
    nn_dict_free(&from);
    nn_dict_free(&d);
    return s;
}

/* A target that never changes says nothing, whatever a probe makes of it. */
static void warn_constant(nn_app *app, const made *m, const char *path)
{
    const size_t n = m->y.shape[0], w = m->y.ndim == 2 ? m->y.shape[1] : 1;
    size_t i, j;
    for (j = 0; n && j < w; j++) {
        const double first = nn_tensor_get_f64(&m->y, j);
        for (i = 1; i < n && nn_tensor_get_f64(&m->y, i * w + j) == first; i++) continue;
        if (i < n) continue;
        if (w > 1)
            nn_app_warn(app, "%s: constant target: column %zu of y is %g in all %zu rows", path, j,
                        first, n);
        else nn_app_warn(app, "%s: constant target: y is %g in all %zu rows", path, first, n);
    }
}
/* The report beside one data set: what is in it, how the labels are spread. */
static nn_status report_set(nn_app *app, const made *m, const char *path, nn_error *e)
{
    nn_report r;
    nn_plot p;
    nn_series se;
    size_t n = m->X.shape[0], i, k = 0;
    const char *dir, *stem;
    char buf[64];
    double *v = (double *)need(malloc((n ? n : 1) * sizeof *v));
    split_path(app, path, &dir, &stem);
    nn_report_begin(&r, app, nn_app_text(app, "Probing data set %s", stem),
                    nn_app_text(app, "%s: %zu rows of %zu columns", m->strategy, n, m->X.shape[1]));
    (void)snprintf(buf, sizeof buf, "%zu", n);
    nn_report_figure(&r, "rows", buf, NULL);
    (void)snprintf(buf, sizeof buf, "%zu", m->X.shape[1]);
    nn_report_figure(&r, "columns", buf, m->source);
    nn_report_figure(&r, "normalisation", norm_names[m->s->normalize], NULL);
    memset(&p, 0, sizeof p);
    memset(&se, 0, sizeof se);
    if (m->y.dtype == NN_I64) {                           /* class balance */
        int64_t lo = 0, hi = 0;
        const char **names;
        double *count;
        for (i = 0; i < n; i++) {
            if (i == 0 || nn_i64(&m->y)[i] < lo) lo = nn_i64(&m->y)[i];
            if (i == 0 || nn_i64(&m->y)[i] > hi) hi = nn_i64(&m->y)[i];
        }
        k = hi - lo < 200 ? (size_t)(hi - lo) + 1 : 200;
        names = (const char **)need(malloc(k * sizeof *names));
        count = (double *)need(calloc(k, sizeof *count));
        for (i = 0; i < n; i++) if ((size_t)(nn_i64(&m->y)[i] - lo) < k) count[nn_i64(&m->y)[i] - lo]++;
        for (i = 0; i < k; i++) {
            char name[128] = "";
            if (m->classes.data && lo + (int64_t)i >= 0 &&
                (size_t)(lo + (int64_t)i) < nn_tensor_count(&m->classes))
                (void)nn_tensor_text(&m->classes, (size_t)(lo + (int64_t)i), name, sizeof name);
            names[i] = *name ? nn_app_text(app, "%s", name) : nn_app_text(app, "%" PRId64, lo + (int64_t)i);
        }
        se.y = count;  se.n = k;
        p.kind = NN_PLOT_BAR;
        p.title = "Class balance";
        p.x_label = "label";
        p.y_label = "rows";
        p.series = &se;
        p.n_series = 1;
        p.categories = names;
        p.n_categories = k;
        p.zero_y = 1;
        nn_report_plot(&r, &p, "class_balance");
        free(names);
        free(count);
    } else {
        size_t w = m->y.ndim == 2 ? m->y.shape[1] : 1;
        for (i = 0; i < n; i++) v[i] = (double)nn_f32(&m->y)[i * w];
        se.y = v;  se.n = n;
        p.kind = NN_PLOT_HIST;
        p.title = "Target";
        p.x_label = "activation of the feature";
        p.y_label = "rows";
        p.series = &se;
        p.n_series = 1;
        nn_report_plot(&r, &p, "target");
    }
    if (m->skipped && *m->skipped) nn_report_pre(&r, "Files left out", m->skipped);
    nn_report_file(&r, path, "the data set");
    free(v);
    nn_app_next(app, "probe_data probe %s", path);
    return nn_report_end(&r, nn_app_path(app, "%s_report.html", stem), e);
}

/* ---- build --------------------------------------------------------------------------------------- */
static int build_progress(size_t done, size_t total, void *user)
{
    (void)total;
    nn_progress_step((nn_progress *)user, (double)done, (double)NAN, (double)NAN);
    return nn_app_stopped();
}
/* Names of the sentence files in a folder, sorted; in the arena. */
static nn_status list_sentences(nn_app *app, const char *dir, const char ***paths,
                                const char ***names, size_t *count, nn_error *e)
{
    nn_buf list = NN_ZERO;
    size_t n, i, k = 0;
    const char *p;
    nn_status s = nn_dir_list(&list, &n, dir, NULL, e);
    if (s != NN_OK) return s;
    *paths = (const char **)need(nn_arena_get(&app->arena, (n + 1) * sizeof **paths));
    *names = (const char **)need(nn_arena_get(&app->arena, (n + 1) * sizeof **names));
    for (i = 0, p = (const char *)list.data; i < n; i++, p += strlen(p) + 1) {
        size_t len = strlen(p);
        if (strncmp(p, "sentence_", 9) != 0 || len < 13 || strcmp(p + len - 4, ".npz") != 0) continue;
        (*names)[k] = nn_app_text(app, "%s", p);
        (*paths)[k++] = nn_app_text(app, "%s/%s", dir, p);
    }
    nn_buf_free(&list);
    *count = k;
    return k ? NN_OK : fail(e, NN_E_ARG, "%s: no file named sentence_*.npz in this folder", dir);
}
/* What --resume finds: rows of an earlier output of the same choices. Its files are not opened again. */
/* x: the member with the unscaled rows, read one by one */
typedef struct earlier { nn_dict d; nn_npz *z; size_t x, cols, rows, width; char *names; } earlier;
static nn_status earlier_read(earlier *r, const spec *sp, const char *path, nn_error *e)
{
    const nn_tensor *y, *f, *si, *t;
    nn_npy_info x;
    char buf[32];
    nn_status s = read_small(&r->d, &r->z, path, e);
    size_t i;
    if (s != NN_OK) return s;
    r->x = nn_npz_find(r->z, "X_raw");
    if (r->x == SIZE_MAX && text_is(&r->d, "norm_method", "none") &&
        !nn_dict_get(&r->d, "pca_components"))
        r->x = nn_npz_find(r->z, "X");
    y = nn_dict_get(&r->d, "y");
    f = nn_dict_get(&r->d, "meta_files");
    si = nn_dict_get(&r->d, "meta_sentence_indices");
    t = nn_dict_get(&r->d, "meta_input_layers");
    if (r->x == SIZE_MAX || nn_npz_info(r->z, r->x, &x, e) != NN_OK || !y || !f || !si || !t ||
        x.dtype != NN_F32 || x.ndim != 2 || f->ndim != 1 || f->dtype != NN_UCS4 ||
        f->shape[0] != x.shape[0] || nn_tensor_count(si) != x.shape[0] || si->dtype != NN_I64 ||
        y->ndim < 1 || y->shape[0] != x.shape[0] ||
        y->dtype != (sp->d.n_features ? NN_F32 : NN_I64) ||
        nn_tensor_count(y) != x.shape[0] * (sp->d.n_features ? sp->d.n_features : 1))
        return fail(e, NN_E_FORMAT,
                    "%s: cannot be resumed: it has no X_raw with meta_files, or another y", path);
    if (!text_is(&r->d, "meta_strategy", nn_probing_strategy_name(sp->d.strategy)) ||
        (sp->d.n_layers && nn_tensor_count(t) != sp->d.n_layers))
        return fail(e, NN_E_ARG, "%s: was made with other choices than these: expected strategy %s",
                    path, nn_probing_strategy_name(sp->d.strategy));
    for (i = 0; i < sp->d.n_layers; i++)
        if (nn_i64(t)[i] != sp->layers[i])
            return fail(e, NN_E_ARG, "%s: was made with other layers than these", path);
    if (sp->d.strategy == NN_PROBING_HIDDEN_TO_FEATURE &&
        (nn_tensor_count(t) != 1 ||
         nn_i64(t)[0] != (sp->d.has_input_layer ? sp->d.input_layer : sp->d.target_layer)))
        return fail(e, NN_E_ARG, "%s: was made with another input layer than this", path);
    if (sp->d.n_features) {
        const nn_tensor *tl = nn_dict_get(&r->d, "meta_target_layer"),
                        *tf = nn_dict_get(&r->d, "meta_target_feature");
        int same = tl && tf && nn_tensor_count(tl) == 1 &&
                   nn_tensor_count(tf) == sp->d.n_features &&
                   nn_tensor_get_f64(tl, 0) == (double)sp->d.target_layer;
        for (i = 0; same && i < sp->d.n_features; i++)
            same = nn_tensor_get_f64(tf, i) == (double)sp->features[i];
        if (!same) return fail(e, NN_E_ARG, "%s: was made with another target than this", path);
    }
    if (sp->d.rows != NN_ROWS_FINAL ? !text_is(&r->d, "meta_rows", rows_text(buf, sp)) :
                                      nn_dict_get(&r->d, "meta_fragment_indices") != NULL)
        return fail(e, NN_E_ARG, "%s: was made with other --rows than %s", path, rows_text(buf, sp));
    if (sp->d.n_layers > 1 && !text_is(&r->d, "meta_combine", combine_names[sp->d.combine]))
        return fail(e, NN_E_ARG, "%s: was made with another --combine than %s", path,
                    combine_names[sp->d.combine]);
    r->rows = x.shape[0];
    r->cols = x.shape[1];
    r->width = 256;
    r->names = (char *)need(calloc(r->rows ? r->rows : 1, r->width));
    for (i = 0; i < r->rows; i++) (void)nn_tensor_text(f, i, r->names + i * r->width, r->width);
    return NN_OK;
}
static void earlier_free(earlier *r) { nn_npz_close(r->z); nn_dict_free(&r->d); free(r->names); }

/* a sum that a mean was made of: a whole number comes back as it was */
static double whole_sum(double v)
{
    const double near = floor(v + 0.5);
    return fabs(v - near) <= 1e-9 * (1.0 + fabs(v)) ? near : v;
}
/* Rows of the earlier output and the new ones, in the order of the files' names: what one run over
 * all would have made. */
static nn_status join_rows(nn_app *app, made *m, nn_probing_set *set, const char **names,
                           const earlier *old, nn_error *e)
{
    size_t fresh = set->X.data ? set->X.shape[0] : 0, n = old->rows + fresh, a = 0, b = 0, i;
    size_t k = fresh ? set->X.shape[1] : old->cols,
           w = m->s->d.n_features > 1 ? m->s->d.n_features : 1, yi = m->s->d.n_features ? 4 : 8;
    size_t yshape[2];
    nn_status s;
    m->average_l0 = set->average_l0;
    m->skipped = set->skipped.len ? (const char *)set->skipped.data : NULL;
    m->files = (const char **)need(malloc((n ? n : 1) * sizeof *m->files));
    if (!old->rows) {                                    /* nothing to join: take the matrix over */
        m->X = set->X;
        m->y = set->y;
        m->sentence = set->sentence;
        m->fragment = set->fragment;
        memset(&set->X, 0, sizeof set->X);
        memset(&set->y, 0, sizeof set->y);
        memset(&set->sentence, 0, sizeof set->sentence);
        memset(&set->fragment, 0, sizeof set->fragment);
        for (i = 0; i < n; i++) m->files[i] = names[nn_i64(&set->file)[i]];
        return NN_OK;
    }
    if (fresh && old->cols != k)
        return fail(e, NN_E_FORMAT, "resume: the earlier rows have %zu columns, the new ones %zu",
                    old->cols, k);
    yshape[0] = n;
    yshape[1] = w;
    s = nn_tensor_make2(&m->X, NN_F32, n, k, NULL, e);
    if (s == NN_OK)
        s = nn_tensor_make(&m->y, m->s->d.n_features ? NN_F32 : NN_I64, w > 1 ? 2 : 1, yshape, NULL,
                           e);
    if (s == NN_OK) s = nn_tensor_make1(&m->sentence, NN_I64, n, NULL, e);
    if (s == NN_OK) s = nn_tensor_make1(&m->fragment, NN_I64, n, NULL, e);
    for (i = 0; s == NN_OK && i < n; i++) {
        int take_old = b == fresh || (a < old->rows && strcmp(old->names + a * old->width,
                                                              names[nn_i64(&set->file)[b]]) < 0);
        const nn_tensor *y = take_old ? nn_dict_get(&old->d, "y") : &set->y,
                        *f = take_old ? nn_dict_get(&old->d, "meta_fragment_indices") :
                                        &set->fragment;
        const nn_tensor *si = take_old ? nn_dict_get(&old->d, "meta_sentence_indices") : &set->sentence;
        size_t j = take_old ? a++ : b++;
        if (take_old) {
            nn_tensor row = NN_ZERO;
            s = nn_npz_get_rows(old->z, old->x, j, 1, &row, e);
            if (s == NN_OK && k) memcpy(nn_f32(&m->X) + i * k, row.data, k * sizeof(float));
            nn_tensor_free(&row);
        } else if (k) memcpy(nn_f32(&m->X) + i * k, nn_f32(&set->X) + j * k, k * sizeof(float));
        memcpy((unsigned char *)m->y.data + i * w * yi, (const unsigned char *)y->data + j * w * yi,
               w * yi);
        nn_i64(&m->sentence)[i] = nn_i64(si)[j];
        nn_i64(&m->fragment)[i] = f ? nn_i64(f)[j] : 0;
        m->files[i] = take_old ? nn_app_text(app, "%s", old->names + j * old->width) :
                                 names[nn_i64(&set->file)[j]];
    }
    /* the mean over all files: whole numbers, so their sums come back exactly */
    if (nn_dict_get(&old->d, "meta_average_l0")) {
        double files_old = 0, files_new = 0,
               mean = nn_tensor_get_f64(nn_dict_get(&old->d, "meta_average_l0"), 0);
        for (i = 0; i < old->rows; i++)
            files_old += i == 0 || strcmp(old->names + i * old->width,
                                          old->names + (i - 1) * old->width) != 0;
        for (i = 0; i < fresh; i++)
            files_new += i == 0 || nn_i64(&set->file)[i] != nn_i64(&set->file)[i - 1];
        m->average_l0 = (whole_sum(mean * files_old) + whole_sum(m->average_l0 * files_new)) /
                        (files_old + files_new);
    }
    return s;
}
static const char *source_name(nn_probing_strategy s)
{
    return s == NN_PROBING_EMBEDDING_TO_FEATURE || s == NN_PROBING_EMBEDDING_TO_CONCEPT ?
               "embeddings" :
           s == NN_PROBING_ACTIVATION_TO_CONCEPT ? "activations" :
                                                   "hidden_states";
}
static int same_file(const char *a, const char *b)
{
    uint64_t x[2], y[2];
    return app_where(a, x) && app_where(b, y) && x[0] == y[0] && x[1] == y[1];
}
/* a is younger than b */
static int younger(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && app_younger(&x, &y);
}
static int earlier_has(const earlier *r, const char *name)
{
    size_t i;
    for (i = 0; i < r->rows; i++) if (strcmp(r->names + i * r->width, name) == 0) return 1;
    return 0;
}
/* A file that was written again since its rows were taken: nothing of the earlier outputs counts. */
static void forget_stale(nn_app *app, earlier *old, const spec *specs, size_t n_specs, const char **paths,
                         const char **names, size_t n)
{
    size_t i, j, stale = 0;
    for (j = 0; j < n_specs; j++)
        for (i = 0; i < n; i++) stale += younger(paths[i], specs[j].output) && earlier_has(&old[j], names[i]);
    if (!stale) return;
    nn_app_say(app, "files were written again since their rows were taken: all are read anew");
    for (j = 0; j < n_specs; j++) { earlier_free(&old[j]); memset(&old[j], 0, sizeof old[j]); }
}
/* A file that is gone, but whose rows an earlier output holds: one run over the folder would not have them. */
static nn_status none_gone(const earlier *old, const spec *specs, size_t n_specs, const char *input,
                           const char **names, size_t n, nn_error *e)
{
    size_t i, j, k;
    for (j = 0; j < n_specs; j++)
        for (i = 0; i < old[j].rows; i++) {
            const char *name = old[j].names + i * old[j].width;
            if (i && strcmp(name, name - old[j].width) == 0) continue;      /* rows of one file stand together */
            for (k = 0; k < n && strcmp(names[k], name) != 0; k++) { }
            if (k == n)
                return fail(e, NN_E_ARG, "--resume: %s holds no %s any more, of which %s has rows: put it back, or "
                            "make the set anew with --overwrite", input, name, specs[j].output);
        }
    return NN_OK;
}
static nn_status build_folder(nn_app *app, const opts *o, const char *input, spec *specs,
                              size_t n_specs, nn_error *e)
{
    const char **paths = NULL, **names = NULL;
    size_t n = 0, i, j;
    nn_probing_desc *descs = (nn_probing_desc *)need(calloc(n_specs, sizeof *descs));
    nn_probing_set *sets = (nn_probing_set *)need(calloc(n_specs, sizeof *sets));
    earlier *old = (earlier *)need(calloc(n_specs, sizeof *old));
    nn_probing_source src = NN_ZERO;
    nn_progress bar;
    double t0 = nn_app_seconds();
    nn_status s = list_sentences(app, input, &paths, &names, &n, e);
    for (i = 0; s == NN_OK && i < n_specs; i++) descs[i] = specs[i].d;
    if (s == NN_OK && app->resume) {
        for (i = 0; s == NN_OK && i < n_specs; i++)
            if (nn_file_exists(specs[i].output, NULL))
                s = earlier_read(&old[i], &specs[i], specs[i].output, e);
        if (s == NN_OK) s = none_gone(old, specs, n_specs, input, names, n, e);
        if (s == NN_OK) forget_stale(app, old, specs, n_specs, paths, names, n);
        /* leave out the files that every output has already */
        if (s == NN_OK && n_specs) {
            size_t kept = 0;
            for (i = 0; i < n; i++) {
                size_t have = 0;
                for (j = 0; j < n_specs; j++) have += (size_t)earlier_has(&old[j], names[i]);
                if (have == n_specs) continue;
                if (have) {
                    s = fail(e, NN_E_ARG,
                             "resume: %s is in some of the outputs and not in others: make them "
                             "anew with --overwrite",
                             names[i]);
                    break;
                }
                paths[kept] = paths[i];
                names[kept++] = names[i];
            }
            nn_app_say(app, "%zu of %zu files are in hand already", n - kept, n);
            n = kept;
        }
    }
    src.paths = paths;
    src.n_paths = n;
    src.skip_bad = o->skip_bad;
    src.verify = o->verify;
    src.threads = app->n_threads;
    src.progress = build_progress;
    src.user = &bar;
    nn_progress_begin(&bar, app, "reading", (double)n, "files");
    if (s == NN_OK && n) s = nn_probing_build(sets, descs, n_specs, &src, e);
    nn_progress_end(&bar);
    for (i = 0; s == NN_OK && i < n_specs; i++) {
        made m;
        memset(&m, 0, sizeof m);
        m.s = &specs[i];
        m.strategy = nn_probing_strategy_name(specs[i].d.strategy);
        m.source = source_name(specs[i].d.strategy);
        s = join_rows(app, &m, &sets[i], names, &old[i], e);
        if (s == NN_OK) warn_constant(app, &m, specs[i].output);
        if (s == NN_OK) s = write_set(app, o, &m, specs[i].output, e);
        if (s == NN_OK && i == 0) s = report_set(app, &m, specs[i].output, e);
        if (s == NN_OK) {
            nn_app_result_text(app, "output", specs[i].output);
            nn_app_count(app, "rows", m.X.shape[0]);
            nn_app_count(app, "columns", m.X.shape[1]);
            if (sets[i].n_skipped) nn_app_count(app, "skipped", sets[i].n_skipped);
        }
        made_free(&m);
    }
    if (s == NN_OK) nn_app_keep(app, "seconds", nn_app_seconds() - t0);
    for (i = 0; i < n_specs; i++) { nn_probing_set_free(&sets[i]); earlier_free(&old[i]); }
    free(sets);
    free(descs);
    free(old);
    return s;
}

/* ---- from a plain matrix -------------------------------------------------------------------------- */
/* "F.npz:NAME" -> file and name; a name is only cut off behind a known ending, so paths with colons
 * stay whole. */
static const char *file_and_name(nn_app *app, const char *text, const char **name)
{
    const char *colon = strrchr(text, ':');
    *name = NULL;
    if (!colon || colon - text < 4 || strchr(colon, '/')) return text;
    *name = colon + 1;
    return nn_app_text(app, "%.*s", (int)(colon - text), text);
}
static int ends(const char *s, const char *tail)
{
    size_t a = strlen(s), b = strlen(tail);
    return a >= b && strcmp(s + a - b, tail) == 0;
}
static int is_table(const char *path)
{
    return ends(path, ".csv") || ends(path, ".csv.gz") || ends(path, ".tsv");
}
/* .bin, .th and .ckpt are what torch.save writes under other names */
static int is_pth(const char *path)
{
    static const char *const tails[] = { ".pt", ".pth", ".bin", ".th", ".ckpt" };
    size_t i;
    for (i = 0; i < sizeof tails / sizeof *tails; i++) if (ends(path, tails[i])) return 1;
    return 0;
}
static int is_array(const char *path)
{
    return ends(path, ".npy") || ends(path, ".npz") || ends(path, ".safetensors") || is_pth(path);
}
/* A list of vectors, "acts.0", "acts.1", ... ("0", "1", ... without a name), as the rows of a matrix;
 * found is 0 when there is no such list. */
static nn_status stack_list(nn_app *app, nn_tensor *t, int *found, const nn_dict *d, const char *name,
                            const char *path, nn_error *e)
{
    const nn_tensor *first = NULL, *row;
    size_t i, n = 0, wide = 0, bytes;
    nn_status s;
    for (;; n++) {
        row = nn_dict_get(d, name ? nn_app_text(app, "%s.%zu", name, n) : nn_app_text(app, "%zu", n));
        if (!row) break;
        if (!first) first = row;
        if (row->dtype > NN_BOOL || row->dtype != first->dtype ||
            nn_tensor_count(row) != nn_tensor_count(first))
            return fail(e, NN_E_FORMAT,
                        "%s: item %zu of the list has %zu values of %s, the first one %zu of %s: "
                        "expected vectors of one length",
                        path, n, nn_tensor_count(row), nn_dtype_name(row->dtype),
                        nn_tensor_count(first), nn_dtype_name(first->dtype));
    }
    *found = n > 0 && (name || n == d->count);
    if (!*found) return NN_OK;
    wide = nn_tensor_count(first);
    bytes = nn_tensor_bytes(first);
    s = wide == 1 && first->ndim == 0 ? nn_tensor_make1(t, first->dtype, n, NULL, e) :
                                        nn_tensor_make2(t, first->dtype, n, wide, NULL, e);
    for (i = 0; s == NN_OK && i < n; i++) {
        row = nn_dict_get(d, name ? nn_app_text(app, "%s.%zu", name, i) : nn_app_text(app, "%zu", i));
        if (bytes) memcpy((unsigned char *)t->data + i * bytes, row->data, bytes);
    }
    return s;
}
/* The columns of a table that hold numbers, without those that --labels and --groups take from it. */
static nn_status read_table(nn_app *app, nn_tensor *t, const char *path, const char *const *other,
                            size_t n_other, nn_error *e)
{
    nn_table csv = NN_ZERO;
    nn_csv_desc cd = NN_ZERO;
    size_t i, j, k, keep = 0, *use;
    nn_status s;
    if (ends(path, ".tsv")) cd.delim = '\t';
    NN_TRY(nn_csv_read(&csv, path, &cd, NULL, e));
    use = (size_t *)need(malloc((csv.cols ? csv.cols : 1) * sizeof *use));
    for (j = 0, s = NN_OK; s == NN_OK && j < csv.cols; j++) {
        const nn_column *c = &csv.columns[j];
        int taken = 0;
        for (k = 0; k < n_other; k++) {
            const char *name, *file = other[k] ? file_and_name(app, other[k], &name) : NULL;
            if (!file || strcmp(file, path) != 0) continue;
            taken |= name ? strcmp(name, c->name) == 0 : j + 1 == csv.cols;
        }
        if (taken) continue;
        if (c->is_text || c->missing)
            s = fail(e, NN_E_FORMAT, "%s: column '%.60s': expected numbers, got %s", path, c->name,
                     c->is_text ? "text" : "missing cells");
        use[keep++] = j;
    }
    if (s == NN_OK) s = nn_tensor_make2(t, NN_F64, csv.rows, keep, NULL, e);
    for (j = 0; s == NN_OK && j < keep; j++)
        for (i = 0; i < csv.rows; i++)
            nn_f64(t)[i * keep + j] = nn_tensor_get_f64(&csv.columns[use[j]].values, i);
    free(use);
    nn_table_free(&csv);
    return s;
}
/* One array out of a .npy, .npz, .pt (.pth, .bin, .th, .ckpt) or .safetensors file; without a name the
 * only one there is. Object arrays of str come as text. */
static nn_status read_array(nn_app *app, nn_tensor *t, const char *text, nn_error *e)
{
    const char *name, *path = file_and_name(app, text, &name);
    nn_dict d = NN_ZERO;
    nn_file_opts fo = NN_ZERO;
    nn_status s;
    nn_tensor *found = NULL;
    int listed = 0;
    size_t i;
    fo.objects = nn_npy_object_text;
    if (ends(path, ".npy")) return nn_npy_read(t, path, &fo, e);
    /* one member only: object arrays beside it do not matter */
    if (ends(path, ".npz")) {
        nn_npz *z = NULL;
        char list[96] = "";
        s = nn_npz_open(&z, path, &fo, e);
        if (s != NN_OK) return s;
        for (i = 0; i < nn_npz_count(z); i++)
            (void)snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.30s",
                           i ? ", " : "", nn_npz_name(z, i));
        i = name ? nn_npz_find(z, name) : nn_npz_count(z) == 1 ? 0 : SIZE_MAX;
        if (i != SIZE_MAX) s = nn_npz_get(z, i, t, e);
        else if (name) s = fail(e, NN_E_ARG, "%s: no array '%.40s': it has %s", path, name, list);
        else s = fail(e, NN_E_ARG, "%s: which array? write FILE:NAME; it has %s", path, list);
        nn_npz_close(z);
        return s;
    }
    if (is_pth(path)) s = nn_pth_read(&d, path, NULL, e);
    else if (ends(path, ".safetensors")) s = nn_safetensors_read(&d, NULL, path, NULL, e);
    else
        return fail(e, NN_E_ARG,
                    "%s: expected a .npy, .npz, .pt (.pth, .bin, .th, .ckpt), .safetensors or .csv "
                    "file; others in one line of Python: np.save('F.npy', array)",
                    path);
    if (s == NN_OK && name) found = nn_dict_get(&d, name);
    if (s == NN_OK && !name && d.count == 1) found = &d.items[0].value;
    if (s == NN_OK && !found) s = stack_list(app, t, &listed, &d, name, path, e);
    if (s == NN_OK && !found && !listed)
        s = fail(e, NN_E_ARG, "%s: %s; the first of %zu arrays is '%.40s'", path,
                 name ? "no array of that name" : "which array? write FILE:NAME", d.count,
                 d.count ? d.items[0].name : "");
    if (s == NN_OK && found) s = nn_tensor_copy(t, found, NULL, e);
    nn_dict_free(&d);
    return s;
}
/* Numbers inside names count as numbers: layer_2 before layer_10. */
static int natural_order(const char *a, const char *b)
{
    while (*a && *b) {
        if (*a >= '0' && *a <= '9' && *b >= '0' && *b <= '9') {
            size_t i, j;
            while (*a == '0' && a[1] >= '0' && a[1] <= '9') a++;
            while (*b == '0' && b[1] >= '0' && b[1] <= '9') b++;
            i = strspn(a, "0123456789");
            j = strspn(b, "0123456789");
            if (i != j) return i < j ? -1 : 1;
            for (; i; i--, a++, b++) if (*a != *b) return *a < *b ? -1 : 1;
        } else {
            if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++;
            b++;
        }
    }
    return (*a != 0) - (*b != 0);
}
static int by_name(const void *x, const void *y)
{
    return natural_order(*(const char *const *)x, *(const char *const *)y);
}
static int is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
/* Whether name is head, something (digits when that is asked for), tail; *l the digits' value. */
static int fits(const char *name, const char *head, const char *tail, int digits, int64_t *l)
{
    const size_t n = strlen(name), a = strlen(head), b = strlen(tail);
    if (n < a + b + (digits ? 1 : 0) || strncmp(name, head, a) != 0 || strcmp(name + n - b, tail) != 0)
        return 0;
    return !digits || (nn_i64_parse(name + a, n - a - b, l) == n - a - b && *l >= 0);
}
/* The files that one path means, in natural order: itself; of DIR/a*b those that fit; of a folder the
 * array files in it. In the arena. */
static nn_status shards(nn_app *app, const char ***out, size_t *n_out, const char *path, nn_error *e)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *star = strchr(base, '*');
    const char *dir, *head, *tail, *p;
    const int folder = !star && is_folder(path);
    nn_buf list = NN_ZERO;
    size_t n, i;
    int64_t unused;
    *n_out = 0;
    if (!star && !folder) {
        *out = (const char **)need(nn_arena_get(&app->arena, sizeof **out));
        (*out)[(*n_out)++] = path;
        return NN_OK;
    }
    dir = folder ? path : slash ? nn_app_text(app, "%.*s", (int)(slash - path), path) : ".";
    head = star ? nn_app_text(app, "%.*s", (int)(star - base), base) : "";
    tail = star ? star + 1 : "";
    NN_TRY(nn_dir_list(&list, &n, dir, NULL, e));
    *out = (const char **)need(nn_arena_get(&app->arena, (n + 1) * sizeof **out));
    for (i = 0, p = (const char *)list.data; i < n; i++, p += strlen(p) + 1)
        if (fits(p, head, tail, 0, &unused) && is_array(p))
            (*out)[(*n_out)++] = star && !slash ? nn_app_text(app, "%s", p) :
                                                  nn_app_text(app, "%s/%s", dir, p);
    nn_buf_free(&list);
    qsort(*out, *n_out, sizeof **out, by_name);
    if (!*n_out)
        return fail(e, NN_E_ARG, "%s: no .npy, .npz, .pt or .safetensors file of that name here", path);
    return NN_OK;
}
/* The arrays of all shards, one behind the other along their first axis. */
static nn_status read_shards(nn_app *app, nn_tensor *t, const char *text, nn_error *e)
{
    const char *name, *path = file_and_name(app, text, &name), **file;
    nn_tensor *part;
    size_t i, j, n, rows = 0, at = 0, shape[NN_MAX_DIMS] = { 0 };
    nn_status s;
    NN_TRY(shards(app, &file, &n, path, e));
    if (n == 1 && strcmp(file[0], path) == 0) return read_array(app, t, text, e);
    part = (nn_tensor *)need(calloc(n, sizeof *part));
    for (i = 0, s = NN_OK; s == NN_OK && i < n; i++) {
        const nn_tensor *a = &part[0], *b = &part[i];
        s = read_array(app, &part[i], name ? nn_app_text(app, "%s:%s", file[i], name) : file[i], e);
        if (s != NN_OK) break;
        for (j = 1; b->ndim == a->ndim && j < a->ndim && a->shape[j] == b->shape[j]; j++) continue;
        if (b->ndim != a->ndim || b->dtype != a->dtype || a->ndim < 1 || j < a->ndim ||
            a->dtype > NN_BOOL)
            s = fail(e, NN_E_FORMAT, "%s: is no continuation of %s: other dimensions or dtype",
                     file[i], file[0]);
        else rows += b->shape[0];
    }
    for (j = 0; s == NN_OK && j < part[0].ndim; j++) shape[j] = j ? part[0].shape[j] : rows;
    if (s == NN_OK) s = nn_tensor_make(t, part[0].dtype, part[0].ndim, shape, NULL, e);
    for (i = 0; s == NN_OK && i < n; i++) {
        const size_t bytes = nn_tensor_bytes(&part[i]);
        if (bytes) memcpy((unsigned char *)t->data + at, part[i].data, bytes);
        at += bytes;
        nn_tensor_free(&part[i]);
    }
    for (i = 0; i < n; i++) nn_tensor_free(&part[i]);
    free(part);
    return s;
}

/* --axis and --take: what becomes of the axes that are neither rows nor columns */
enum { TAKE_NONE = 0, TAKE_AT, TAKE_MEAN, TAKE_MAX, TAKE_ALL, TAKE_EACH };
typedef struct taking { char name[32]; int kind; int64_t at; } taking;
typedef struct taker {
    char   axis[NN_MAX_DIMS][32];       /* names of dimensions; "" = its number alone */
    taking take[NN_MAX_DIMS];
    size_t n;
} taker;
/* "a=x,b=y", one pair after the other: 1, or 0 at the end, -1 for what is no pair */
static int next_pair(const char **p, char name[32], char value[32])
{
    const size_t n = strcspn(*p, ",");
    const char *eq = (const char *)memchr(*p, '=', n);
    size_t a, b;
    if (!**p) return 0;
    if (!eq) return -1;
    a = (size_t)(eq - *p);
    b = n - a - 1;
    if (!a || !b || a > 31 || b > 31) return -1;
    memcpy(name, *p, a);
    name[a] = 0;
    memcpy(value, eq + 1, b);
    value[b] = 0;
    *p += n;
    if (**p == ',') { ++*p; if (!**p) return -1; }
    return 1;
}
static nn_status taker_parse(taker *t, const char *axis, const char *take, nn_error *e)
{
    static const char *const words[] = { "mean", "max", "all", "each" };
    char name[32], value[32];
    const char *p;
    int64_t k;
    size_t i;
    int more;
    memset(t, 0, sizeof *t);
    for (p = axis ? axis : ""; (more = next_pair(&p, name, value)) != 0; ) {
        if (more < 0 || nn_i64_parse(value, strlen(value), &k) != strlen(value) || k < 0 ||
            k >= NN_MAX_DIMS)
            return fail(e, NN_E_ARG, "axis: expected names of axes like layer=1,token=2, got '%.60s'",
                        axis);
        memcpy(t->axis[k], name, sizeof name);
    }
    for (p = take ? take : ""; (more = next_pair(&p, name, value)) != 0; ) {
        taking *one = &t->take[t->n];
        if (more < 0 || t->n + 1 >= NN_MAX_DIMS)
            return fail(e, NN_E_ARG,
                        "take: expected AXIS=K, mean, max, last, all or each, got '%.60s'", take);
        memcpy(one->name, name, sizeof name);
        for (i = 0; i < 4 && strcmp(value, words[i]) != 0; i++) continue;
        one->kind = i < 4 ? TAKE_MEAN + (int)i : TAKE_AT;
        one->at = -1;
        if (i == 4 && strcmp(value, "last") != 0 &&
            nn_i64_parse(value, strlen(value), &one->at) != strlen(value))
            return fail(e, NN_E_ARG,
                        "take: expected AXIS=K, mean, max, last, all or each, got '%.60s'", take);
        t->n++;
    }
    return NN_OK;
}
/* The same for an array at hand: what becomes of each axis; rows, then columns (the last axis). */
typedef struct view {
    size_t ndim, rows, cols, stride[NN_MAX_DIMS];
    taking axis[NN_MAX_DIMS];           /* name: for messages; at: not negative */
    size_t all, reduce, each;           /* SIZE_MAX = no such axis */
} view;
static nn_status view_make(view *v, const taker *t, const nn_tensor *raw, const char *text, nn_error *e)
{
    size_t i, k, step = 1;
    memset(v, 0, sizeof *v);
    v->ndim = raw->ndim;
    v->rows = v->all = v->reduce = v->each = SIZE_MAX;
    if (raw->ndim < 2 || raw->dtype > NN_BOOL)
        return fail(e, NN_E_ARG, "%s: expected an array of numbers with rows and columns, got %zu "
                                 "dimensions of %s", text, raw->ndim, nn_dtype_name(raw->dtype));
    v->cols = raw->ndim - 1;
    for (i = raw->ndim; i-- > 0; step *= raw->shape[i]) v->stride[i] = step;
    for (k = 0; k < t->n; k++) {
        int64_t at = -1;
        for (i = 0; i < v->cols && strcmp(t->axis[i], t->take[k].name) != 0; i++) continue;
        if (i == v->cols &&
            nn_i64_parse(t->take[k].name, strlen(t->take[k].name), &at) == strlen(t->take[k].name) &&
            at >= 0)
            i = (size_t)at;
        if (i >= v->cols)
            return fail(e, NN_E_ARG, "%s: --take: no axis '%s' before the last of %zu", text,
                        t->take[k].name, raw->ndim);
        v->axis[i] = t->take[k];
        if (v->axis[i].kind == TAKE_AT) {
            int64_t *place = &v->axis[i].at;
            if (*place < 0) *place += (int64_t)raw->shape[i];
            if (*place < 0 || (uint64_t)*place >= raw->shape[i])
                return fail(e, NN_E_ARG, "%s: --take: axis %s has %zu places, there is none at %" PRId64,
                            text, t->take[k].name, raw->shape[i], t->take[k].at);
        } else {
            size_t *only = v->axis[i].kind == TAKE_ALL  ? &v->all :
                           v->axis[i].kind == TAKE_EACH ? &v->each :
                                                          &v->reduce;
            if (*only != SIZE_MAX || !raw->shape[i])
                return fail(e, NN_E_ARG, "%s: --take: one axis at most for mean or max, for all and "
                                         "for each, and none that is empty", text);
            *only = i;
        }
    }
    for (i = 0; i < v->cols && v->rows == SIZE_MAX; i++)
        if (!v->axis[i].kind) v->rows = i;
    for (i = 0; i < v->cols; i++) {
        if (v->axis[i].kind || i == v->rows) continue;
        return fail(e, NN_E_ARG,
                    "%s: %zu dimensions: say what to take of axis %zu, which has %zu places: --take "
                    "%zu=K, mean, max, last, all or each",
                    text, raw->ndim, i, raw->shape[i], i);
    }
    if (v->rows == SIZE_MAX)
        return fail(e, NN_E_ARG, "%s: --take leaves no axis for the rows", text);
    return NN_OK;
}
/* X f32 [rows * all, columns]: element (i, t, j) of the view, reduced over one axis: mean in double,
 * in order, or max. */
static nn_status view_take(nn_tensor *X, const view *v, const nn_tensor *raw, size_t each, nn_error *e)
{
    const size_t n = raw->shape[v->rows], d = raw->shape[v->cols],
                 m = v->all == SIZE_MAX ? 1 : raw->shape[v->all],
                 parts = v->reduce == SIZE_MAX ? 1 : raw->shape[v->reduce],
                 step = v->reduce == SIZE_MAX ? 0 : v->stride[v->reduce];
    size_t i, t, j, r, rows, base = 0;
    nn_status s;
    if (raw->ndim == 2) return nn_tensor_convert(X, raw, NN_F32, NULL, e);
    if (!nn_size_mul(n, m, &rows)) return fail(e, NN_E_LIMIT, "array: too many rows");
    for (i = 0; i < v->cols; i++)
        if (v->axis[i].kind == TAKE_AT) base += (size_t)v->axis[i].at * v->stride[i];
    if (v->each != SIZE_MAX) base += each * v->stride[v->each];
    s = nn_tensor_make2(X, NN_F32, rows, d, NULL, e);
    for (i = 0; s == NN_OK && i < n; i++)
        for (t = 0; t < m; t++) {
            const size_t from = base + i * v->stride[v->rows] + (m > 1 ? t * v->stride[v->all] : 0);
            float *to = nn_f32(X) + (i * m + t) * d;
            for (j = 0; j < d; j++) {
                double value = nn_tensor_get_f64(raw, from + j);
                for (r = 1; r < parts; r++) {
                    const double next = nn_tensor_get_f64(raw, from + j + r * step);
                    if (v->axis[v->reduce].kind == TAKE_MEAN) value += next;
                    else if (next > value || next != next) value = next;
                }
                if (parts > 1 && v->axis[v->reduce].kind == TAKE_MEAN) value /= (double)parts;
                to[j] = (float)value;
            }
        }
    return s;
}
/* What an array's data sets are made of: one text, or one per layer of "layer_{l}" (in the name of an
 * array or of a file), or one per place of an axis. */
typedef struct source { const char *text; size_t each; int64_t layer; int first; } source;
typedef struct door {
    taker   take;
    source *list;               /* in the arena */
    size_t  n;
} door;
static int by_source(const void *x, const void *y)
{
    const source *a = (const source *)x, *b = (const source *)y;
    return (a->layer > b->layer) - (a->layer < b->layer);
}
/* Adds what fits head, digits, tail among n names; front and back complete the text. */
static void door_add(nn_app *app, door *d, const char *name, const char *pattern, const char *front,
                     const char *back)
{
    const char *mark = strstr(pattern, "{l}");
    const char *head = nn_app_text(app, "%.*s", (int)(mark - pattern), pattern);
    int64_t l = 0;
    if (!fits(name, head, mark + 3, 1, &l)) return;
    d->list[d->n].text = nn_app_text(app, "%s%s%s", front, name, back);
    d->list[d->n++].layer = l;
}
static nn_status door_layers(nn_app *app, door *d, const char *text, nn_error *e)
{
    const char *name, *path = file_and_name(app, text, &name), *slash, *base, *p, *front, *back;
    nn_buf list = NN_ZERO;
    nn_dict dict = NN_ZERO;
    nn_npz *z = NULL;
    size_t i, n = 0;
    nn_status s = NN_OK;
    if (name && strstr(name, "{l}")) {
        front = nn_app_text(app, "%s:", path);
        if (ends(path, ".npz")) s = nn_npz_open(&z, path, NULL, e);
        else if (is_pth(path)) s = nn_pth_read(&dict, path, NULL, e);
        else s = nn_safetensors_read(&dict, NULL, path, NULL, e);
        if (s != NN_OK) return s;
        n = z ? nn_npz_count(z) : dict.count;
        d->list = (source *)need(nn_arena_get(&app->arena, (n + 1) * sizeof *d->list));
        memset(d->list, 0, (n + 1) * sizeof *d->list);
        for (i = 0; i < n; i++)
            door_add(app, d, z ? nn_npz_name(z, i) : dict.items[i].name, name, front, "");
        nn_npz_close(z);
        nn_dict_free(&dict);
    } else {
        slash = strrchr(path, '/');
        base = slash ? slash + 1 : path;
        if (!strstr(base, "{l}"))
            return fail(e, NN_E_ARG, "%s: {l} belongs into the name of the array or of the file", text);
        front = slash ? nn_app_text(app, "%.*s/", (int)(slash - path), path) : "";
        back = name ? nn_app_text(app, ":%s", name) : "";
        NN_TRY(nn_dir_list(&list, &n, slash ? (slash == path ? "/" : front) : ".", NULL, e));
        d->list = (source *)need(nn_arena_get(&app->arena, (n + 1) * sizeof *d->list));
        memset(d->list, 0, (n + 1) * sizeof *d->list);
        for (i = 0, p = (const char *)list.data; i < n; i++, p += strlen(p) + 1)
            door_add(app, d, p, base, front, back);
        nn_buf_free(&list);
    }
    if (!d->n) return fail(e, NN_E_ARG, "%s: nothing there fits, with a number in place of {l}", text);
    qsort(d->list, d->n, sizeof *d->list, by_source);
    for (i = 1; i < d->n; i++)
        if (d->list[i].layer == d->list[i - 1].layer)
            return fail(e, NN_E_ARG, "%s: '%.60s' and '%.60s' are the same layer", text,
                        d->list[i - 1].text, d->list[i].text);
    return NN_OK;
}
static nn_status door_open(nn_app *app, door *d, const char *text, nn_error *e)
{
    nn_tensor raw = NN_ZERO;
    nn_status s = NN_OK;
    view v;
    size_t i, n = 1;
    int each = 0;
    for (i = 0; i < d->take.n; i++) each |= d->take.take[i].kind == TAKE_EACH;
    if (strstr(text, "{l}")) return door_layers(app, d, text, e);
    if (each) {
        s = read_shards(app, &raw, text, e);
        if (s == NN_OK) s = view_make(&v, &d->take, &raw, text, e);
        if (s == NN_OK) n = raw.shape[v.each];
        nn_tensor_free(&raw);
        if (s != NN_OK) return s;
    }
    d->list = (source *)need(nn_arena_get(&app->arena, n * sizeof *d->list));
    for (i = 0; i < n; i++) {
        d->list[i].text = text;
        d->list[i].each = i;
        d->list[i].layer = each ? (int64_t)i : -1;
    }
    d->n = n;
    return s;
}
/* One value per row: a column of a .csv or .tsv (the last one without a name), or an array [n], [n,1] or
 * one-hot [n,c]. Text becomes class numbers, sorted, with their names in classes. */
static nn_status read_column(nn_app *app, nn_tensor *out, nn_tensor *classes, const char *text,
                             nn_error *e)
{
    const char *column, *path = file_and_name(app, text, &column);
    nn_tensor codes = NN_ZERO;
    nn_table t = NN_ZERO;
    nn_csv_desc cd = NN_ZERO;
    const nn_column *c = NULL;
    nn_status s;
    if (!is_table(path)) {
        s = read_shards(app, out, text, e);
        if (s == NN_OK && out->ndim == 2 && out->shape[1] == 1)
            s = nn_tensor_reshape(out, 1, out->shape, e);
        if (s != NN_OK || out->dtype <= NN_BOOL) return s;
        s = nn_label_encode(&codes, classes, out, NULL, e);
        nn_tensor_free(out);
        *out = codes;
        return s;
    }
    if (ends(path, ".tsv")) cd.delim = '\t';
    s = nn_csv_read(&t, path, &cd, NULL, e);
    if (s == NN_OK && column) c = nn_table_find(&t, column);
    else if (s == NN_OK && t.cols) c = &t.columns[t.cols - 1];
    if (s == NN_OK && !c)
        s = fail(e, NN_E_ARG, "%s: no column '%.60s'", path, column ? column : "");
    if (s == NN_OK && c->missing)
        s = fail(e, NN_E_FORMAT, "%s: column '%.60s': %zu labels are missing", path, c->name,
                 c->missing);
    if (s == NN_OK && c->is_text) s = nn_table_codes(out, classes, c, NULL, e);
    else if (s == NN_OK) s = nn_tensor_copy(out, &c->values, NULL, e);
    nn_table_free(&t);
    return s;
}
/* One-hot rows [n,c] -> the column of each row's 1; other matrices are refused. */
static nn_status from_one_hot(nn_tensor *lab, const char *text, nn_error *e)
{
    const size_t n = lab->shape[0], c = lab->shape[1];
    nn_tensor codes = NN_ZERO;
    size_t i, j, ones;
    nn_status s = nn_tensor_make1(&codes, NN_I64, n, NULL, e);
    for (i = 0; s == NN_OK && i < n; i++) {
        for (j = ones = 0; j < c; j++) {
            const double v = nn_tensor_get_f64(lab, i * c + j);
            if (v == 1.0) { nn_i64(&codes)[i] = (int64_t)j; ones++; }
            else if (v != 0.0) ones = 2 + c;
        }
        if (ones != 1)
            s = fail(e, NN_E_ARG,
                     "%s: labels [%zu,%zu]: row %zu is not one-hot: expected one label per row", text,
                     n, c, i);
    }
    nn_tensor_free(lab);
    *lab = codes;
    return s;
}
static int is_float(nn_dtype t) { return t == NN_F64 || t == NN_F32 || t == NN_F16 || t == NN_BF16; }
/* y as --task wants it: class numbers in int64, targets in float32. */
static nn_status as_task(nn_app *app, const opts *o, made *m, nn_tensor *lab, nn_error *e)
{
    const size_t n = nn_tensor_count(lab);
    const int whole_type = !is_float(lab->dtype);
    size_t i;
    for (i = 0; i < n; i++) {
        const double v = nn_tensor_get_f64(lab, i);
        if (!(v - v == 0.0))
            return fail(e, NN_E_FORMAT, "%s: row %zu: expected a finite label, got NaN or infinity",
                        o->labels, i);
    }
    for (i = 0; i < n && !whole_type; i++) {
        const double v = nn_tensor_get_f64(lab, i);
        if (v != floor(v) || fabs(v) > 1e15) break;
    }
    if (o->task == TASK_REGRESS) {
        if (m->classes.data)
            return fail(e, NN_E_ARG, "%s: text labels are classes: --task regress needs numbers",
                        o->labels);
        return nn_tensor_convert(&m->y, lab, NN_F32, NULL, e);
    }
    if (o->task == TASK_CLASSIFY && !whole_type && i < n)
        return fail(e, NN_E_ARG, "%s: row %zu: --task classify expects whole numbers or text, got %g",
                    o->labels, i, nn_tensor_get_f64(lab, i));
    if (o->task == TASK_AUTO && !whole_type && i == n)
        nn_app_say(app, "%s: whole numbers stored as floats are read as targets: --task classify makes "
                        "classes of them", o->labels);
    return nn_tensor_convert(&m->y, lab, whole_type || o->task == TASK_CLASSIFY ? NN_I64 : NN_F32,
                             NULL, e);
}
/* One value per row of the matrix: given for each of them, or for each row that --take X=all makes m
 * rows of. */
static nn_status spread(nn_tensor *t, size_t n, size_t m, const char *what, nn_error *e)
{
    nn_tensor index = NN_ZERO, wide = NN_ZERO;
    const size_t have = t->ndim == 1 ? t->shape[0] : 0;
    size_t i;
    nn_status s;
    if (t->ndim == 1 && have == n * m) return NN_OK;
    if (m == 1 || have != n)
        return fail(e, NN_E_ARG, "%s: expected %zu of them, one per row of the array, got %zu", what,
                    n * m, nn_tensor_count(t));
    s = nn_tensor_make1(&index, NN_I64, n * m, NULL, e);
    for (i = 0; s == NN_OK && i < n * m; i++) nn_i64(&index)[i] = (int64_t)(i / m);
    if (s == NN_OK) s = nn_gather_rows(&wide, t, &index, NULL, e);
    nn_tensor_free(&index);
    nn_tensor_free(t);
    *t = wide;
    return s;
}
/* --groups: i64 [n * m] into sentence; whole numbers stay as they are, text becomes numbers. Without it
 * every row is its own, but those that --take X=all makes of one. */
static nn_status read_groups(nn_app *app, nn_tensor *sentence, const char *text, size_t n, size_t m,
                             nn_error *e)
{
    nn_tensor raw = NN_ZERO, names = NN_ZERO;
    size_t i;
    nn_status s = nn_tensor_make1(sentence, NN_I64, n * m, NULL, e);
    for (i = 0; s == NN_OK && i < n * m; i++) nn_i64(sentence)[i] = (int64_t)(i / m);
    if (s != NN_OK || !text) return s;
    s = read_column(app, &raw, &names, text, e);
    if (s == NN_OK) s = spread(&raw, n, m, "groups", e);
    for (i = 0; s == NN_OK && i < n * m; i++) {
        const double v = nn_tensor_get_f64(&raw, i);
        if (v != floor(v) || fabs(v) > 9007199254740992.0)
            s = fail(e, NN_E_ARG, "groups: row %zu: expected a whole number or text, got %g", i, v);
        else nn_i64(sentence)[i] = (int64_t)v;
    }
    nn_tensor_free(&raw);
    nn_tensor_free(&names);
    return s;
}
/* The matrix of a .csv, or the array of all shards. */
static nn_status read_matrix(nn_app *app, const opts *o, nn_tensor *raw, const char *text, nn_error *e)
{
    const char *other[2];
    other[0] = o->labels;
    other[1] = o->groups;
    return is_table(text) ? read_table(app, raw, text, other, 2, e) : read_shards(app, raw, text, e);
}
/* One data set of an array in hand. */
static nn_status build_view(nn_app *app, const opts *o, const nn_tensor *raw, const taker *take,
                            const source *src, const spec *sp, nn_error *e)
{
    made m;
    view v;
    nn_tensor lab = NN_ZERO;
    size_t i, n = 0, each = 1;
    nn_status s = view_make(&v, take, raw, src->text, e);
    memset(&m, 0, sizeof m);
    m.s = sp;
    m.strategy = "array";
    m.source = "array";
    if (s == NN_OK) s = view_take(&m.X, &v, raw, src->each, e);
    if (s == NN_OK) { n = raw->shape[v.rows]; each = v.all == SIZE_MAX ? 1 : raw->shape[v.all]; }
    for (i = 0; s == NN_OK && i < nn_tensor_count(&m.X); i++)
        if (!(nn_f32(&m.X)[i] - nn_f32(&m.X)[i] == 0.0f))
            s = fail(e, NN_E_FORMAT,
                     "%s: row %zu column %zu: expected a finite number, got NaN or infinity",
                     src->text, i / m.X.shape[1], i % m.X.shape[1]);
    if (s == NN_OK) s = read_column(app, &lab, &m.classes, o->labels, e);
    if (s == NN_OK && lab.ndim == 2 && lab.shape[0] == n) s = from_one_hot(&lab, o->labels, e);
    if (s == NN_OK) s = spread(&lab, n, each, "labels", e);
    if (s == NN_OK) s = as_task(app, o, &m, &lab, e);
    if (s == NN_OK) s = read_groups(app, &m.sentence, o->groups, n, each, e);
    if (s == NN_OK) s = nn_tensor_make1(&m.fragment, NN_I64, n * each, NULL, e);
    for (i = 0; s == NN_OK && i < n * each; i++) nn_i64(&m.fragment)[i] = (int64_t)(i % each);
    m.together = o->groups || each > 1;
    m.tokens = each > 1;
    if (s == NN_OK) warn_constant(app, &m, sp->output);
    if (s == NN_OK) s = write_set(app, o, &m, sp->output, e);
    if (s == NN_OK && src->first) s = report_set(app, &m, sp->output, e);
    if (s == NN_OK) {
        nn_app_result_text(app, "output", sp->output);
        nn_app_count(app, "rows", m.X.shape[0]);
        nn_app_count(app, "columns", m.X.shape[1]);
    }
    nn_tensor_free(&lab);
    made_free(&m);
    return s;
}
/* One data set per source; an array of several is read once. */
static nn_status build_array(nn_app *app, const opts *o, const door *d, const spec *specs, nn_error *e)
{
    nn_tensor raw = NN_ZERO;
    size_t i;
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && i < d->n; i++) {
        if (i == 0 || strcmp(d->list[i].text, d->list[i - 1].text) != 0) {
            nn_tensor_free(&raw);
            s = read_matrix(app, o, &raw, d->list[i].text, e);
        }
        if (s == NN_OK) s = build_view(app, o, &raw, &d->take, &d->list[i], &specs[i], e);
        if (s == NN_OK && nn_app_stopped() && i + 1 < d->n)
            s = fail(e, NN_E_STOPPED, "%zu of %zu data sets are written", i + 1, d->n);
    }
    nn_tensor_free(&raw);
    return s;
}
/* What --axis calls the axis of the k-th --take. */
static const char *axis_name(const taker *t, size_t k)
{
    const char *name = t->take[k].name;
    int64_t at = -1;
    if (nn_i64_parse(name, strlen(name), &at) != strlen(name) || at < 0 || at >= NN_MAX_DIMS) return name;
    return t->axis[at];
}
/* One spec per source; those of a layer are named after it and know it. */
static nn_status door_specs(nn_app *app, const door *d, spec *specs, size_t *n, nn_error *e)
{
    const spec all = specs[0];
    const size_t len = strlen(all.output), cut = ends(all.output, ".npz") ? len - 4 : len;
    size_t i, k;
    int64_t layer;
    if (d->n > 512) return fail(e, NN_E_LIMIT, "array: %zu data sets at once, at most 512", d->n);
    for (i = 0; i < d->n; i++) {
        specs[i] = all;
        d->list[i].first = i == 0;
        layer = d->list[i].layer;
        /* a single place of an axis that is called layer */
        for (k = 0; k < d->take.n && layer < 0; k++)
            if (d->take.take[k].kind == TAKE_AT && strcmp(axis_name(&d->take, k), "layer") == 0)
                layer = d->take.take[k].at;
        if (d->list[i].layer >= 0)
            specs[i].output = nn_app_text(app, "%.*s_l%" PRId64 ".npz", (int)cut, all.output, layer);
        if (layer < 0) continue;
        specs[i].layers[0] = layer;
        specs[i].d.layers = specs[i].layers;
        specs[i].d.n_layers = 1;
    }
    *n = d->n;
    return NN_OK;
}

/* ---- a library file: many data sets in one pass ----------------------------------------------------- */
/* input: DIR, output_dir: DIR (optional), defaults (optional map), datasets: [{strategy: ...,
 * output: ..., ...}]. */
static nn_status read_library(nn_app *app, const char *path, const char **input, spec **out,
                              size_t *n_out, nn_error *e)
{
    nn_json *root = NULL, *list, *item;
    nn_yaml_warning *warn = NULL;
    const char *dir = NULL;
    nn_status s = nn_yaml_read(&root, &app->arena, path, &warn, NULL, e);
    size_t n = 0;
    const nn_json *k, *defaults;
    if (s != NN_OK) return s;
    for (; warn; warn = warn->next)
        nn_app_warn(app, "%s:%zu:%zu: %s", path, warn->line, warn->col, warn->msg);
    list = nn_json_get(root, "datasets");
    if (!list || list->type != NN_JSON_ARRAY)
        return fail(e, NN_E_FORMAT, "%s: expected a list 'datasets'", path);
    for (k = root->v.first; k; k = k->next)
        if (strcmp(k->key, "input") != 0 && strcmp(k->key, "output_dir") != 0 &&
            strcmp(k->key, "datasets") != 0 && strcmp(k->key, "defaults") != 0)
            return fail(
                e, NN_E_ARG,
                "%s:%u: unknown key '%.60s'; expected input, output_dir, defaults or datasets",
                path, (unsigned)k->line, k->key);
    if (!*input) *input = nn_json_str(nn_json_get(root, "input"), NULL);
    dir = nn_json_str(nn_json_get(root, "output_dir"), NULL);
    defaults = nn_json_get(root, "defaults");
    if (defaults && defaults->type != NN_JSON_OBJECT)
        return fail(e, NN_E_ARG, "%s:%u: defaults: expected a map of options", path,
                    (unsigned)defaults->line);
    n = list->n;
    *out = (spec *)need(calloc(n ? n : 1, sizeof **out));
    *n_out = n;
    if (n == 0) return fail(e, NN_E_FORMAT, "%s:%u: 'datasets' is empty", path, (unsigned)list->line);
    for (item = list->v.first, n = 0; s == NN_OK && item; item = item->next, n++) {
        int pass;
        spec *sp = &(*out)[n];
        if (item->type != NN_JSON_OBJECT)
            return fail(e, NN_E_FORMAT, "%s:%u: expected a map of options", path,
                        (unsigned)item->line);
        /* defaults first; what the item says itself wins */
        for (pass = 0; pass < 2; pass++) {
            for (k = pass                                 ? item->v.first :
                     defaults                             ? defaults->v.first :
                                                            NULL;
                 s == NN_OK && k; k = k->next) {
                nn_buf text = NN_ZERO;
                nn_error why = NN_ZERO;
                nn_json_writer w = NN_ZERO;
                const nn_json *el;
                char key[64], *c;
                if (!pass && nn_json_get(item, k->key)) continue;
                (void)snprintf(key, sizeof key, "%s", k->key);
                for (c = key; *c; c++) if (*c == '-') *c = '_';
                w.buf = &text;
                if (k->type == NN_JSON_ARRAY) {          /* [3, 17] is the flag's "3,17" */
                    for (el = k->v.first; el; el = el->next) {
                        if (text.len) (void)nn_buf_text(&text, ",", &why);
                        if (el->type == NN_JSON_STRING) (void)nn_buf_text(&text, el->v.s, &why);
                        else {
                            nn_json_writer one = NN_ZERO;
                            one.buf = &text;
                            nn_json_value(&one, el);
                            (void)nn_json_finish(&one, &why);
                        }
                    }
                } else if (k->type == NN_JSON_STRING) (void)nn_buf_text(&text, k->v.s, &why);
                else { nn_json_value(&w, k); (void)nn_json_finish(&w, &why); }
                if (spec_set(sp, key,
                             nn_app_text(app, "%s", text.data ? (const char *)text.data : ""),
                             &why) != NN_OK)
                    s = fail(e, NN_E_ARG, "%s:%u: %s", path, (unsigned)k->line, why.msg);
                nn_buf_free(&text);
            }
        }
        if (s == NN_OK) {
            nn_error why = NN_ZERO;
            if (spec_check(sp, &why) != NN_OK)
                return fail(e, NN_E_ARG, "%s:%u: %s", path, (unsigned)item->line, why.msg);
        }
        if (!sp->output) sp->output = default_output(app, sp);
        if (dir && !strchr(sp->output, '/')) sp->output = nn_app_text(app, "%s/%s", dir, sp->output);
    }
    return s;
}
/* --dry-run: the first file is read, and timed, for all of them; nothing is written. */
static nn_status plan_build(nn_app *app, const opts *o, const door *in, const char *input,
                            const spec *specs, size_t n_specs, nn_error *e)
{
    const char **paths = NULL, **names = NULL;
    size_t n = 1, i;
    double rows = 0, bytes = 0, most = 0, t0 = nn_app_seconds(), seconds;
    nn_status s = NN_OK;
    if (o->array) {
        nn_tensor t = NN_ZERO;
        view v;
        s = read_matrix(app, o, &t, in->list[0].text, e);
        if (s == NN_OK) s = view_make(&v, &in->take, &t, in->list[0].text, e);
        if (s == NN_OK) {
            rows = (double)t.shape[v.rows];
            if (v.all != SIZE_MAX) rows *= (double)t.shape[v.all];
            bytes = 4.0 * rows * (double)t.shape[v.cols] * (double)n_specs;
            most = bytes / (double)n_specs + (double)nn_tensor_bytes(&t);
            nn_app_count(app, "columns", t.shape[v.cols]);
        }
        nn_tensor_free(&t);
    } else {
        nn_probing_desc *d = (nn_probing_desc *)need(calloc(n_specs, sizeof *d));
        nn_probing_set *set = (nn_probing_set *)need(calloc(n_specs, sizeof *set));
        nn_probing_source src = NN_ZERO;
        s = list_sentences(app, input, &paths, &names, &n, e);
        for (i = 0; i < n_specs; i++) d[i] = specs[i].d;
        src.paths = paths;
        src.n_paths = 1;
        if (s == NN_OK) s = nn_probing_build(set, d, n_specs, &src, e);
        for (i = 0; s == NN_OK && i < n_specs; i++) {
            if (i == 0) nn_app_count(app, "columns", set[i].X.shape[1]);
            rows = (double)set[i].X.shape[0] * (double)n;
            bytes += 4.0 * (double)nn_tensor_count(&set[i].X) * (double)n;
        }
        most = bytes;
        for (i = 0; i < n_specs; i++) nn_probing_set_free(&set[i]);
        free(d);
        free(set);
    }
    if (s != NN_OK) return s;
    seconds = (nn_app_seconds() - t0) * (double)n / (double)(app->n_threads > 0 ? app->n_threads : 1) + 0.1;
    if (o->raw && specs[0].normalize != NORM_NONE) bytes *= 2;
    nn_app_count(app, "data_sets", n_specs);
    if (!o->array) nn_app_count(app, "files", n);
    nn_app_result(app, "rows_expected", rows);
    nn_app_result(app, "megabytes_expected", bytes / 1e6);
    /* PCA: scaled rows and their work in double */
    nn_app_result(app, "memory_megabytes_expected", (specs[0].pca ? 4 : 1) * most / 1e6 + 15);
    nn_app_result(app, "seconds_expected", seconds);
    return NN_OK;
}
/* Before the modes of options are looked at: beside a library, what tells one data set from another
 * has no meaning. */
static nn_status prepare(nn_app *app, void *opts_, nn_error *e)
{
    static const char *const one[] = { "strategy",       "target_layer", "target_feature",
                                       "features",       "input_layer",  "layer",
                                       "layers",         "output",       "each_layer",
                                       "array",          "labels",       "groups",
                                       "axis",           "take",         "task" };
    const opts *o = (const opts *)opts_;
    nn_status s = NN_OK;
    size_t i;
    if (app->command != CMD_BUILD) return s;
    for (i = 0; o->library && i < sizeof one / sizeof *one; i++)
        if (nn_app_given(app, one[i]))
            return fail(e, NN_E_ARG,
                        "%s is a library of data sets: '%s' belongs into its entries, not beside it",
                        o->library, one[i]);
    if (o->strategy) {                     /* what it does not know, no mode may speak of */
        spec *read = (spec *)need(calloc(1, sizeof *read));
        s = spec_set(read, "strategy", o->strategy, e);
        free(read);
    }
    return s;
}
/* A library file with flags beside it: what every entry may say too wins over all of them. */
static nn_status library_flags(const nn_app *app, const opts *o, spec *specs, size_t n, nn_error *e)
{
    size_t j;
    nn_status s = NN_OK;
    for (j = 0; s == NN_OK && j < n; j++) {
        if (nn_app_given(app, "normalize")) specs[j].normalize = o->normalize;
        if (nn_app_given(app, "fit_rows")) specs[j].fit_rows = o->fit_rows;
        if (nn_app_given(app, "pca")) specs[j].pca = o->pca;
        if (nn_app_given(app, "combine")) s = spec_set(&specs[j], "combine", o->combine, e);
        if (s == NN_OK && nn_app_given(app, "rows")) s = spec_set(&specs[j], "rows", o->rows, e);
        if (s == NN_OK) s = spec_check(&specs[j], e);
    }
    return s;
}
/* Options that say nothing without another one. */
static nn_status build_options(const nn_app *app, const opts *o, const spec *specs, size_t n,
                               nn_error *e)
{
    size_t i;
    int pca = o->norm_from != NULL, train = 0, several = 0;
    for (i = 0; i < n; i++) {
        pca |= specs[i].pca > 0;
        train |= specs[i].fit_rows;
        several |= specs[i].d.n_layers > 1;
    }
    if (nn_app_given(app, "pca_randomized") && o->randomized && !pca)
        return fail(e, NN_E_ARG, "--pca-randomized needs --pca");
    if ((nn_app_given(app, "test_size") || nn_app_given(app, "split_seed")) && !train)
        return fail(e, NN_E_ARG, "--test-size and --split-seed need --fit-rows train");
    if (nn_app_given(app, "combine") && !several)
        return fail(e, NN_E_ARG, "--combine needs several --layers");
    if (o->labels && !o->array) return fail(e, NN_E_ARG, "--labels goes with --array, not with --input");
    if (o->array && nn_app_given(app, "verify"))
        return fail(e, NN_E_ARG, "--verify goes with --input: an array is read whole, and checked");
    if (o->array && nn_app_given(app, "skip_bad"))
        return fail(e, NN_E_ARG, "--skip-bad goes with --input, not with --array");
    if (o->array && app->resume)
        return fail(e, NN_E_ARG, "--resume goes with --input: a matrix is read in one piece");
    if (o->norm_from)
        for (i = 0; i < 3; i++) {
            static const char *const fits[3] = { "normalize", "pca", "fit_rows" };
            if (nn_app_given(app, fits[i]))
                return fail(e, NN_E_ARG, "--norm-from applies what is stored: '%s' has no effect",
                            fits[i]);
        }
    return NN_OK;
}
/* One data set from flags; with --each-layer one per layer. specs has room for all. */
static nn_status specs_from_flags(nn_app *app, const opts *o, spec *specs, size_t *n, nn_error *e)
{
    struct { const char *key, *v; } given[] = {
        { "strategy", o->strategy },       { "target_layer", o->target_layer },
        { "target_feature", o->target_feature }, { "features", o->features },
        { "input_layer", o->input_layer }, { "layer", o->layer },
        { "layers", o->layers },           { "combine", o->combine },
        { "rows", o->rows },               { "output", o->output } };
    spec all;
    nn_status s = NN_OK;
    size_t i, inputs = 0;                /* hidden-to-feature: how many layers x is taken from, in turn */
    for (i = 0; s == NN_OK && i < sizeof given / sizeof *given; i++)
        s = spec_set(&specs[0], given[i].key, given[i].v, e);
    if (s != NN_OK) return s;
    if (!!o->input == !!o->array)
        return fail(e, NN_E_ARG, "expected either --input DIR or --array F, got %s",
                    o->input ? "both" : "neither");
    if (o->array && !o->labels) return fail(e, NN_E_ARG, "--array needs --labels F");
    if (o->array && (o->strategy || o->layers || o->layer))
        return fail(e, NN_E_ARG, "--array takes no strategy and no layers");
    if (!o->array && !o->strategy)
        return fail(e, NN_E_ARG,
                    "expected --strategy NAME: embedding-to-feature, hidden-to-feature, "
                    "hidden-to-concept, embedding-to-concept or activation-to-concept");
    if (specs[0].d.strategy == NN_PROBING_HIDDEN_TO_FEATURE && specs[0].d.n_layers) {
        if (!o->each_layer || o->layer || o->input_layer)
            return fail(e, NN_E_ARG, "hidden-to-feature takes x from one layer: --input-layer L, or "
                                     "--layers LIST with --each-layer, without --layer");
        specs[0].d.has_input_layer = 1;
        specs[0].d.input_layer = specs[0].layers[0];
        inputs = specs[0].d.n_layers;
        specs[0].d.n_layers = 0;
    }
    if (!o->array) s = spec_check(&specs[0], e);
    if (s != NN_OK) return s;
    specs[0].normalize = o->normalize;
    specs[0].fit_rows = o->fit_rows;
    specs[0].pca = o->pca;
    if (!specs[0].output)
        specs[0].output = o->array ? "generated_datasets/array.npz" : default_output(app, &specs[0]);
    *n = 1;
    if (!o->each_layer) return NN_OK;
    all = specs[0];
    if (all.d.n_layers + inputs == 0) return fail(e, NN_E_ARG, "--each-layer needs --layers");
    for (i = 0; i < all.d.n_layers + inputs; i++) {
        const size_t len = strlen(all.output), cut = ends(all.output, ".npz") ? len - 4 : len;
        specs[i] = all;
        specs[i].layers[0] = specs[i].d.input_layer = all.layers[i];
        specs[i].d.n_layers = inputs ? 0 : 1;
        specs[i].output = nn_app_text(app, "%.*s_l%" PRId64 ".npz", (int)cut, all.output,
                                      all.layers[i]);
    }
    *n = all.d.n_layers + inputs;
    return NN_OK;
}
/* The folders of all outputs, the first one claimed for this run. */
static nn_status outputs_open(nn_app *app, const spec *specs, size_t n, nn_error *e)
{
    const char *dir, *stem, *last_dir = NULL;
    nn_status s = NN_OK;
    size_t i;
    for (i = 0; s == NN_OK && i < n; i++) {
        split_path(app, specs[i].output, &dir, &stem);
        if (nn_file_exists(specs[i].output, NULL) && !app->overwrite && !app->resume)
            s = fail(e, NN_E_ARG,
                     "%s: exists already: give --overwrite, --resume or another --output",
                     specs[i].output);
        if (i == 0) {
            app->out = dir;
            /* a run that left no data set behind is in nobody's way */
            if (!nn_file_exists(specs[i].output, NULL) &&
                strcmp(nn_app_out_state(app, stem), "done") != 0)
                app->overwrite = 1;
            if (s == NN_OK) s = nn_app_out_open(app, stem, e);
        } else if (s == NN_OK && strcmp(dir, last_dir) != 0) s = nn_app_folder_open(app, dir, e);
        last_dir = dir;
    }
    return s;
}
static nn_status input_files(nn_app *app, const char *text, nn_error *e)
{
    const char *name, *path = file_and_name(app, text, &name), **file;
    size_t i, n;
    NN_TRY(shards(app, &file, &n, path, e));
    for (i = 0; i < n; i++) NN_TRY(nn_app_input(app, file[i], 0, e));
    return NN_OK;
}
/* What the sets are made of. A folder may have more files when the run is resumed: build_folder looks
 * at those that it has rows of. */
static nn_status build_inputs(nn_app *app, const opts *o, const door *d, nn_error *e)
{
    size_t i;
    if (o->norm_from) NN_TRY(nn_app_input(app, o->norm_from, 0, e));
    if (!o->array) return nn_app_input(app, o->input, 1, e);
    for (i = 0; i < d->n; i++)
        if (i == 0 || strcmp(d->list[i].text, d->list[i - 1].text) != 0)
            NN_TRY(input_files(app, d->list[i].text, e));
    if (o->groups) NN_TRY(input_files(app, o->groups, e));
    return input_files(app, o->labels, e);
}
static int cmd_build(nn_app *app, opts *o)
{
    nn_error e = NN_ZERO;
    spec *specs = NULL;
    size_t n = 1, i, j;
    door d;
    nn_status s;
    memset(&d, 0, sizeof d);
    if (o->library) {
        s = read_library(app, o->library, &o->input, &specs, &n, &e);
        if (s == NN_OK) s = library_flags(app, o, specs, n, &e);
        if (s == NN_OK && !o->input)
            s = fail(&e, NN_E_ARG, "%s: expected a key 'input' (a folder) or --input", o->library);
    } else {
        specs = (spec *)need(calloc(513, sizeof *specs));
        s = specs_from_flags(app, o, specs, &n, &e);
        if (s == NN_OK) s = taker_parse(&d.take, o->axis, o->take, &e);
    }
    if (s == NN_OK) s = build_options(app, o, specs, n, &e);
    for (i = 0; s == NN_OK && i < n; i++) {              /* the pointers of a copied spec must be its own */
        specs[i].d.layers = specs[i].layers;
        specs[i].d.features = specs[i].features;
        for (j = 0; s == NN_OK && j < i; j++)
            if (strcmp(specs[i].output, specs[j].output) == 0)
                s = fail(&e, NN_E_ARG, "%s: two data sets would be written to this file",
                         specs[i].output);
    }
    if (s != NN_OK) {
        free(specs);
        return nn_app_usage(app, "%s", e.msg);
    }
    if (o->array) {
        s = door_open(app, &d, o->array, &e);
        if (s == NN_OK) s = door_specs(app, &d, specs, &n, &e);
        if (s != NN_OK) {
            free(specs);
            return finish(app, s, &e);
        }
    }
    if (app->dry_run) {
        s = plan_build(app, o, &d, o->input, specs, n, &e);
        free(specs);
        return finish(app, s, &e);
    }
    s = build_inputs(app, o, &d, &e);
    if (s == NN_OK) s = outputs_open(app, specs, n, &e);
    /* what stays of an earlier run, --resume would take for this one's; a matrix cannot be resumed */
    for (i = 0; s == NN_OK && o->input && !app->resume && i < n; i++)
        if (!o->norm_from || !same_file(o->norm_from, specs[i].output))
            s = nn_file_remove(specs[i].output, NULL, &e);
    if (s == NN_OK)
        s = o->array ? build_array(app, o, &d, specs, &e) :
                       build_folder(app, o, o->input, specs, n, &e);
    free(specs);
    return finish(app, s, &e);
}

/* ---- probes ----------------------------------------------------------------------------------------- */
/* A data set as probes want it: X before any scaling, targets, groups. */
typedef struct probing {
    nn_dict d;
    nn_tensor x;                 /* f64 [n,k] */
    nn_tensor codes, classes;    /* concept: i64 [n] class of each row; sorted distinct labels i64 [c] */
    nn_tensor y;                 /* feature: f64 [n,m] */
    nn_tensor group;             /* i64 [n] sentence */
    nn_tensor type;              /* --types: i64 [n], 0..n_types-1; else empty */
    nn_tensor split;             /* --stored-split: i64 [n], 0 = tested, 1 = fitted on; else empty */
    size_t n, k, n_classes, m, n_groups, n_types;
    int concept, kind, grouped;  /* grouped: some sentence has several rows, wherever they stand */
    int components;              /* x is what a stored PCA made: the columns themselves are not there */
    size_t pca;
    size_t sparse;               /* only the best so many columns are fitted on; 0 = all */
    int64_t layer;               /* the single input layer; -1 = several or none */
    char strategy[64];
} probing;
static void probing_free(probing *p)
{
    nn_dict_free(&p->d);
    nn_tensor_free(&p->x);
    nn_tensor_free(&p->codes);
    nn_tensor_free(&p->classes);
    nn_tensor_free(&p->y);
    nn_tensor_free(&p->group);
    nn_tensor_free(&p->type);
    nn_tensor_free(&p->split);
}
/* split_train and split_test, which share no row and no sentence and leave none out */
static nn_status probing_split(probing *p, const char *path, nn_error *e)
{
    const nn_tensor *side[2];
    size_t i, k, row;
    nn_status s;
    side[0] = nn_dict_get(&p->d, "split_test");
    side[1] = nn_dict_get(&p->d, "split_train");
    if (!side[0] || !side[1] || side[0]->dtype != NN_I64 || side[1]->dtype != NN_I64 ||
        nn_tensor_count(side[0]) + nn_tensor_count(side[1]) != p->n ||
        !nn_tensor_count(side[0]) || !nn_tensor_count(side[1]))
        return fail(e, NN_E_ARG,
                    "%s: --stored-split: expected split_train and split_test with all rows: "
                    "--fit-rows train stores them",
                    path);
    s = nn_tensor_make1(&p->split, NN_I64, p->n, NULL, e);
    for (i = 0; s == NN_OK && i < p->n; i++) nn_i64(&p->split)[i] = -1;
    for (k = 0; s == NN_OK && k < 2; k++)
        for (i = 0; s == NN_OK && i < nn_tensor_count(side[k]); i++) {
            row = (size_t)nn_i64(side[k])[i];
            if (row >= p->n || nn_i64(&p->split)[row] != -1)
                s = fail(e, NN_E_FORMAT, "%s: split: row %" PRId64 " is not there, or twice", path,
                         nn_i64(side[k])[i]);
            else nn_i64(&p->split)[row] = (int64_t)k;
        }
    return s;
}
/* Labels or targets y, and which rows belong together (g may be NULL); p->n is there. */
static nn_status probing_targets(probing *p, const nn_tensor *y, const nn_tensor *g, const char *path,
                                 nn_error *e)
{
    nn_status s = NN_OK;
    size_t i;
    p->concept = (y->dtype >= NN_I8 && y->dtype <= NN_BOOL) && y->ndim == 1;
    if (p->concept) {
        nn_tensor wide = NN_ZERO;
        s = nn_tensor_convert(&wide, y, NN_I64, NULL, e);
        if (s == NN_OK) s = nn_label_encode(&p->codes, &p->classes, &wide, NULL, e);
        nn_tensor_free(&wide);
        if (s == NN_OK) p->n_classes = nn_tensor_count(&p->classes);
        p->m = 1;
    } else {
        size_t shape[2];
        s = nn_tensor_convert(&p->y, y, NN_F64, NULL, e);
        shape[0] = p->n;
        shape[1] = p->m = y->ndim == 2 ? y->shape[1] : 1;
        if (s == NN_OK) s = nn_tensor_reshape(&p->y, 2, shape, e);
        for (i = 0; s == NN_OK && i < p->n * p->m; i++)
            if (!(nn_f64(&p->y)[i] - nn_f64(&p->y)[i] == 0.0))
                s = fail(e, NN_E_FORMAT, "%s: y row %zu: expected a finite number, got NaN or infinity",
                         path, i / p->m);
    }
    if (s == NN_OK) s = nn_tensor_make1(&p->group, NN_I64, p->n, NULL, e);
    for (i = 0; s == NN_OK && i < p->n; i++)
        nn_i64(&p->group)[i] =
            g && nn_tensor_count(g) == p->n && g->dtype == NN_I64 ? nn_i64(g)[i] : (int64_t)i;
    if (s == NN_OK) {
        nn_tensor code = NN_ZERO, distinct = NN_ZERO;
        s = nn_label_encode(&code, &distinct, &p->group, NULL, e);
        if (s == NN_OK) p->n_groups = nn_tensor_count(&distinct);
        p->grouped = p->n_groups < p->n;
        nn_tensor_free(&code);
        nn_tensor_free(&distinct);
    }
    return s;
}
static nn_status probing_read(probing *p, const opts *o, const char *path, nn_error *e)
{
    const nn_tensor *y, *g, *t;
    nn_tensor read = NN_ZERO;
    nn_npz *z = NULL;
    nn_npy_info x, raw;
    nn_status s = read_small(&p->d, &z, path, e);
    size_t at[2];
    if (s != NN_OK) return s;
    memset(&x, 0, sizeof x);
    memset(&raw, 0, sizeof raw);
    at[0] = nn_npz_find(z, "X");
    at[1] = nn_npz_find(z, "X_raw");
    if (at[0] != SIZE_MAX) s = nn_npz_info(z, at[0], &x, e);
    if (s == NN_OK && at[1] != SIZE_MAX) s = nn_npz_info(z, at[1], &raw, e);
    if (s != NN_OK) { nn_npz_close(z); return s; }
    y = nn_dict_get(&p->d, "y");
    g = nn_dict_get(&p->d, "meta_sentence_indices");
    t = nn_dict_get(&p->d, "meta_input_layers");
    if (!y || x.ndim != 2 || x.dtype > NN_BOOL || y->ndim < 1 || y->dtype > NN_BOOL ||
        y->ndim > 2 || y->shape[0] != x.shape[0] ||
        (raw.ndim && (raw.ndim != 2 || raw.shape[0] != x.shape[0] || raw.dtype > NN_BOOL))) {
        nn_npz_close(z);
        return fail(e, NN_E_FORMAT,
                    "%s: expected X [n,k] and y with as many rows: not a probing data set", path);
    }
    p->n = x.shape[0];
    p->layer = t && nn_tensor_count(t) == 1 && t->dtype == NN_I64 ? nn_i64(t)[0] : -1;
    p->kind = text_is(&p->d, "norm_method", "minmax") ? NORM_MINMAX :
              text_is(&p->d, "norm_method", "none")   ? NORM_NONE :
                                                        NORM_STANDARDIZE;
    p->pca = nn_dict_get(&p->d, "pca_components") && raw.ndim ?
                 nn_dict_get(&p->d, "pca_components")->shape[0] :
                 0;
    if (nn_dict_get(&p->d, "meta_strategy") &&
        nn_dict_get(&p->d, "meta_strategy")->dtype == NN_UCS4)
        (void)nn_tensor_text(nn_dict_get(&p->d, "meta_strategy"), 0, p->strategy,
                             sizeof p->strategy);
    s = nn_npz_get(z, at[raw.ndim != 0], &read, e);       /* the one that is wanted, and only until
                                                             it is in double */
    nn_npz_close(z);
    if (s == NN_OK) s = nn_tensor_convert(&p->x, &read, NN_F64, NULL, e);
    nn_tensor_free(&read);
    if (s != NN_OK) return s;
    p->k = p->x.shape[1];
    /* undo the stored scaling, so that folds refit it */
    if (!raw.ndim && p->kind != NORM_NONE && nn_dict_get(&p->d, "norm_method") &&
        !nn_dict_get(&p->d, "pca_components")) {
        nn_scaler sc = NN_ZERO;
        int kind;
        s = scaler_stored(&sc, &kind, &p->d, path, p->k, e);
        if (s == NN_OK) s = nn_scaler_inverse(&sc, &p->x, e);
        nn_scaler_free(&sc);
        if (s != NN_OK) return s;
    }
    /* components keep their variances: scaled to one each, the last would weigh as much as the first */
    p->components = !raw.ndim && nn_dict_get(&p->d, "pca_components") != NULL;
    if (p->components) p->kind = NORM_NONE;
    s = probing_targets(p, y, g, path, e);
    if (s == NN_OK && o->stored_split) s = probing_split(p, path, e);
    return s;
}

/* --types: one per row, numbers or text. */
static nn_status probing_types(nn_app *app, probing *p, const opts *o, const char *path, nn_error *e)
{
    nn_tensor raw = NN_ZERO, names = NN_ZERO, distinct = NN_ZERO;
    nn_status s;
    if (!o->types) return NN_OK;
    if (!p->concept)
        return nn_app_misuse(app, e, "%s: --types is for labels, this set has real targets", path);
    s = read_column(app, &raw, &names, o->types, e);
    if (s == NN_OK && (raw.ndim != 1 || raw.shape[0] != p->n))
        s = fail(e, NN_E_ARG, "types: expected %zu of them, one per row of %s, got %zu", p->n, path,
                 nn_tensor_count(&raw));
    if (s == NN_OK) s = nn_label_encode(&p->type, &distinct, &raw, NULL, e);
    if (s == NN_OK) p->n_types = nn_tensor_count(&distinct);
    nn_tensor_free(&raw);
    nn_tensor_free(&names);
    nn_tensor_free(&distinct);
    return s;
}

/* A fitted probe: scaler, PCA, and a linear model, class means or a small network. */
typedef struct fitted {
    nn_scaler sc;  nn_pca pca;  nn_linear lin;  nn_mlp *mlp;
    nn_tensor cols;              /* i64: the columns that are used; empty = all */
    int kind, probe, has_pca;
    double penalty;
    size_t n_out;
} fitted;
static void fitted_free(fitted *f)
{
    nn_scaler_free(&f->sc);
    nn_pca_free(&f->pca);
    nn_linear_free(&f->lin);
    nn_mlp_destroy(f->mlp);
    nn_tensor_free(&f->cols);
    memset(f, 0, sizeof *f);
}
/* x [n,d] keeps these columns */
static nn_status keep_columns(nn_tensor *x, const nn_tensor *cols, nn_error *e)
{
    const size_t n = x->shape[0], d = x->shape[1], k = nn_tensor_count(cols);
    nn_tensor out = NN_ZERO;
    size_t i, j;
    nn_status s = nn_tensor_make2(&out, NN_F64, n, k, NULL, e);
    if (s != NN_OK) return s;
    for (i = 0; i < n; i++)
        for (j = 0; j < k; j++)
            nn_f64(&out)[i * k + j] = nn_f64(x)[i * d + (size_t)nn_i64(cols)[j]];
    nn_tensor_free(x);
    *x = out;
    return NN_OK;
}
static nn_status project(const fitted *f, const nn_tensor *x, nn_tensor *out, nn_error *e)
{
    nn_status s = nn_tensor_copy(out, x, NULL, e);
    if (s == NN_OK && f->kind != NORM_NONE) s = nn_scaler_transform(&f->sc, out, e);
    if (s == NN_OK && f->has_pca) {
        nn_tensor z = NN_ZERO;
        s = nn_pca_transform(&z, &f->pca, out, NULL, e);
        if (s == NN_OK) { nn_tensor_free(out); *out = z; }
    }
    if (s == NN_OK && f->cols.data) s = keep_columns(out, &f->cols, e);
    return s;
}
typedef struct ranked { double score; size_t column; } ranked;
static int by_score(const void *x, const void *y)
{
    const ranked *a = (const ranked *)x, *b = (const ranked *)y;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}
/* The k columns of z [n,d] with the largest
 *     max_c |mean of class c - mean of the other rows|     (Gurnee et al. 2023, section 3)
 *     max_t |cov(z_j, y_t)| / sd(y_t)                      for real targets
 * of equal ones the first; in ascending order. */
static nn_status best_columns(nn_tensor *cols, const nn_tensor *z, const int64_t *codes,
                              const nn_tensor *y, size_t c, size_t k, nn_error *e)
{
    const size_t n = z->shape[0], d = z->shape[1];
    double *sum = (double *)need(calloc((c + 1) * d, sizeof *sum)),
           *share = (double *)need(calloc(2 * c, sizeof *share));
    ranked *r = (ranked *)need(malloc((d ? d : 1) * sizeof *r));
    size_t i, j, t;
    nn_status s = nn_tensor_make1(cols, NN_I64, k, NULL, e);
    for (i = 0; codes && i < n; i++) share[codes[i]] += 1.0;
    for (i = 0; !codes && i < n; i++)
        for (t = 0; t < c; t++) share[t] += nn_f64(y)[i * c + t] / (double)n;
    for (i = 0; !codes && i < n; i++)
        for (t = 0; t < c; t++) {
            const double off = nn_f64(y)[i * c + t] - share[t];
            share[c + t] += off * off / (double)n;
        }
    /* sum [c,d]: of the rows of a class, or of products with a target; sum [c] of all rows */
    for (i = 0; i < n; i++) {
        const double *row = nn_f64(z) + i * d;
        for (j = 0; j < d; j++) sum[c * d + j] += row[j];
        for (t = 0; t < c; t++) {
            const double w = codes ? (double)(codes[i] == (int64_t)t) : nn_f64(y)[i * c + t] - share[t];
            for (j = 0; w != 0.0 && j < d; j++) sum[t * d + j] += w * row[j];
        }
    }
    for (j = 0; j < d; j++) {
        r[j].column = j;
        r[j].score = 0.0;
        for (t = 0; t < c; t++) {
            const double in = sum[t * d + j], all = sum[c * d + j];
            double score = 0.0;
            if (!codes && share[c + t] > 0.0) score = fabs(in) / (double)n / sqrt(share[c + t]);
            else if (codes && share[t] > 0.0 && share[t] < (double)n)
                score = fabs(in / share[t] - (all - in) / ((double)n - share[t]));
            if (score > r[j].score) r[j].score = score;
        }
    }
    qsort(r, d, sizeof *r, by_score);
    for (j = 0; s == NN_OK && j < k; j++) nn_i64(cols)[j] = (int64_t)r[j].column;
    for (i = 1; s == NN_OK && i < k; i++)                 /* ascending */
        for (j = i; j > 0 && nn_i64(cols)[j] < nn_i64(cols)[j - 1]; j--) {
            const int64_t swap = nn_i64(cols)[j];
            nn_i64(cols)[j] = nn_i64(cols)[j - 1];
            nn_i64(cols)[j - 1] = swap;
        }
    free(sum);
    free(share);
    free(r);
    return s;
}
/* Difference of means: each class's mean in scaled coordinates; the score of a class is -|x -
 * mean|^2 / 2 up to what is common,
 * a linear model; with two classes its direction is mean1 - mean0. */
static nn_status fit_means(fitted *f, const nn_tensor *z, const int64_t *codes, size_t n_classes,
                           nn_error *e)
{
    size_t n = z->shape[0], k = z->shape[1], i, j, c;
    double *count = (double *)need(calloc(n_classes, sizeof *count));
    nn_status s = nn_tensor_make2(&f->lin.coef, NN_F64, n_classes, k, NULL, e);
    if (s == NN_OK) s = nn_tensor_make1(&f->lin.intercept, NN_F64, n_classes, NULL, e);
    if (s == NN_OK) {
        for (i = 0; i < n; i++) {
            count[codes[i]]++;
            for (j = 0; j < k; j++)
                nn_f64(&f->lin.coef)[(size_t)codes[i] * k + j] += nn_f64(z)[i * k + j];
        }
        for (c = 0; c < n_classes; c++) {
            double *mu = nn_f64(&f->lin.coef) + c * k;
            for (j = 0; j < k; j++) mu[j] = count[c] > 0 ? mu[j] / count[c] : 0;
            /* a class that is not there is never chosen */
            nn_f64(&f->lin.intercept)[c] = count[c] > 0 ? -0.5 * nn_dot_f64(mu, mu, k) : -1e300;
        }
        f->lin.n_features = k;
        f->lin.n_outputs = f->lin.n_classes = n_classes;
    }
    free(count);
    return s;
}
static nn_status fit_mlp(fitted *f, const opts *o, const nn_tensor *z, const int64_t *codes,
                         const nn_tensor *y, size_t n_out, uint64_t seed, int threads, nn_error *e)
{
    nn_mlp_desc md = NN_ZERO;
    nn_train_desc td = NN_ZERO;
    nn_train_set set = NN_ZERO;
    nn_tensor x32 = NN_ZERO, y32 = NN_ZERO;
    size_t hidden = o->hidden;
    nn_status s = nn_tensor_convert(&x32, z, NN_F32, NULL, e);
    if (s == NN_OK && y) s = nn_tensor_convert(&y32, y, NN_F32, NULL, e);
    md.n_in = z->shape[1];
    md.n_out = n_out;
    md.hidden = &hidden;
    md.n_hidden = 1;
    md.seed = seed;
    if (s == NN_OK) s = nn_mlp_create(&f->mlp, &md, e);
    set.n = z->shape[0];
    if (s == NN_OK) { set.x = nn_f32(&x32); if (y) set.targets = nn_f32(&y32); else set.labels = codes; }
    td.epochs = o->epochs;
    td.loss.kind = y ? NN_LOSS_MSE : NN_LOSS_CE;
    td.optim.weight_decay = 1e-4;
    td.seed = seed;
    td.threads = threads;
    if (s == NN_OK) s = nn_train_fit(f->mlp, &set, NULL, &td, NULL, e);
    nn_tensor_free(&x32);
    nn_tensor_free(&y32);
    return s;
}
static int probe_kind(const opts *o, const probing *p)
{
    if (o->probe != PROBE_AUTO) return o->probe;
    return p->concept ? PROBE_LOGISTIC : PROBE_RIDGE;
}
/* rows of a probing set, for fitting or testing */
typedef struct part { nn_tensor x, codes, y; } part;
static void part_free(part *t) { nn_tensor_free(&t->x); nn_tensor_free(&t->codes); nn_tensor_free(&t->y); }
/* Scaler, PCA and the columns that count, from these rows; z: the rows as the model sees them. */
static nn_status fit_columns(fitted *f, const opts *o, const probing *p, const part *a, nn_tensor *z,
                             nn_error *e)
{
    nn_status s;
    memset(f, 0, sizeof *f);
    f->kind = p->kind;
    f->probe = probe_kind(o, p);
    f->n_out = p->concept ? p->n_classes : p->m;
    s = scaler_fit(&f->sc, f->kind, &a->x, NULL, e);
    if (s == NN_OK && p->pca) {
        nn_pca_desc pd = NN_ZERO;
        nn_tensor scaled = NN_ZERO;
        pd.n_components = p->pca < a->x.shape[0] ? p->pca : a->x.shape[0];
        s = project(f, &a->x, &scaled, e);
        if (s == NN_OK) s = nn_pca_fit(&f->pca, &scaled, &pd, e);
        f->has_pca = s == NN_OK;
        nn_tensor_free(&scaled);
    }
    if (s == NN_OK) s = project(f, &a->x, z, e);
    if (s == NN_OK && p->sparse && p->sparse < z->shape[1]) {
        s = best_columns(&f->cols, z, p->concept ? nn_i64(&a->codes) : NULL, &a->y, f->n_out,
                         p->sparse, e);
        if (s == NN_OK) s = keep_columns(z, &f->cols, e);
    }
    return s;
}
/* The linear model on rows z; start may be NULL, tol 0 = the solver's own. */
static nn_status fit_linear(fitted *f, const probing *p, const part *a, const nn_tensor *z,
                            const nn_linear *start, double tol, nn_error *e)
{
    nn_logistic_desc ld = NN_ZERO;
    nn_ridge_desc rd = NN_ZERO;
    if (f->probe == PROBE_RIDGE) {
        rd.lambda = f->penalty;
        rd.threads = 1;
        return nn_ridge_fit(&f->lin, z, &a->y, &rd, e);
    }
    ld.lambda = f->penalty;
    ld.n_classes = p->n_classes;
    ld.threads = 1;
    ld.start = start;
    ld.tol = tol;
    return nn_logistic_fit(&f->lin, z, nn_i64(&a->codes), &ld, e);
}
/* --tune: the grid, and the folds that it is tried on */
enum { GRID = 8, INNER = 3 };
static const double grid[GRID] = { 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4 };
/* Rows z, and rows v if they are there, in the principal axes of z: an L2 penalty does not see a
 * rotation, what lies off the rows has no weight, and along the axes a solver's diagonal says nearly all. */
static nn_status principal_axes(nn_pca *axes, nn_tensor *z, nn_tensor *v, nn_error *e)
{
    nn_pca_desc pd = NN_ZERO;
    nn_tensor *t[2], out = NN_ZERO;
    size_t i;
    nn_status s;
    pd.uncentered = 1;
    t[0] = z;
    t[1] = v;
    s = nn_pca_fit(axes, z, &pd, e);
    for (i = 0; s == NN_OK && i < 2 && t[i]; i++) {
        s = nn_pca_transform(&out, axes, t[i], NULL, e);
        if (s != NN_OK) break;
        nn_tensor_free(t[i]);
        *t[i] = out;
        memset(&out, 0, sizeof out);
    }
    return s;
}
/* A logistic model of many unknowns: in the principal axes, down the grid to its penalty, and back to
 * the columns of z (which is used up). */
static nn_status fit_along(fitted *f, const probing *p, const part *a, nn_tensor *z, nn_error *e)
{
    const double wanted = f->penalty;
    nn_pca axes = NN_ZERO;
    nn_linear before = NN_ZERO;
    nn_tensor coef = NN_ZERO;
    size_t g;
    nn_status s = principal_axes(&axes, z, NULL, e);
    for (g = GRID; s == NN_OK && g-- > 0 && grid[g] > wanted; ) {
        f->penalty = grid[g];
        s = fit_linear(f, p, a, z, before.coef.data ? &before : NULL, 1e-3, e);
        nn_linear_free(&before);
        before = f->lin;
        memset(&f->lin, 0, sizeof f->lin);
    }
    f->penalty = wanted;
    if (s == NN_OK) s = fit_linear(f, p, a, z, before.coef.data ? &before : NULL, 0.0, e);
    if (s == NN_OK) s = nn_tensor_make2(&coef, NN_F64, f->lin.n_outputs, axes.d, NULL, e);
    if (s == NN_OK)
        s = nn_gemm_f64(f->lin.n_outputs, axes.d, axes.k, 1.0, nn_f64(&f->lin.coef), axes.k, 0,
                        nn_f64(&axes.components), axes.d, 0, 0.0, nn_f64(&coef), axes.d, 1, e);
    if (s == NN_OK) {
        nn_tensor_free(&f->lin.coef);
        f->lin.coef = coef;
        f->lin.n_features = axes.d;
    } else nn_tensor_free(&coef);
    nn_linear_free(&before);
    nn_pca_free(&axes);
    return s;
}
/* Scaler and PCA from these rows, then the probe on them. */
static nn_status fit(fitted *f, const opts *o, const probing *p, const part *a, double penalty,
                     uint64_t seed, nn_error *e)
{
    nn_tensor z = NN_ZERO;
    nn_status s = fit_columns(f, o, p, a, &z, e);
    f->penalty = penalty;
    /* so many unknowns that nn_logistic_fit would look for each step by conjugate gradients */
    if (s == NN_OK && f->probe == PROBE_LOGISTIC && p->n_classes > 2 &&
        p->n_classes * (z.shape[0] < z.shape[1] ? z.shape[0] : z.shape[1]) > 2000)
        s = fit_along(f, p, a, &z, e);
    else if (s == NN_OK && (f->probe == PROBE_LOGISTIC || f->probe == PROBE_RIDGE))
        s = fit_linear(f, p, a, &z, NULL, 0.0, e);
    else if (s == NN_OK && f->probe == PROBE_MEANS)
        s = fit_means(f, &z, nn_i64(&a->codes), p->n_classes, e);
    else if (s == NN_OK)
        s = fit_mlp(f, o, &z, p->concept ? nn_i64(&a->codes) : NULL, p->concept ? NULL : &a->y,
                    f->n_out, seed, 1, e);
    nn_tensor_free(&z);
    if (s != NN_OK) fitted_free(f);
    return s;
}
/* All rows, as a part that owns nothing. */
static part whole_set(const probing *p)
{
    part a;
    a.x = p->x;
    a.codes = p->codes;
    a.y = p->y;
    return a;
}
/* proba [n, classes] for concepts, values [n, m] for features */
static nn_status apply(const fitted *f, const probing *p, const nn_tensor *x, double *out, nn_error *e)
{
    nn_tensor z = NN_ZERO, z32 = NN_ZERO;
    size_t n = x->shape[0], c = f->n_out, i, j;
    nn_status s = project(f, x, &z, e);
    if (s == NN_OK && f->probe == PROBE_LOGISTIC) s = nn_linear_proba(out, &f->lin, &z, e);
    else if (s == NN_OK && f->probe != PROBE_MLP) s = nn_linear_scores(out, &f->lin, &z, e);
    else if (s == NN_OK) {
        float *o32 = (float *)need(malloc((n * c > 0 ? n * c : 1) * sizeof *o32));
        s = nn_tensor_convert(&z32, &z, NN_F32, NULL, e);
        if (s == NN_OK) s = nn_mlp_predict(f->mlp, o32, nn_mlp_dense(nn_f32(&z32), 0), n, 1, e);
        for (i = 0; s == NN_OK && i < n * c; i++) out[i] = (double)o32[i];
        free(o32);
    }
    /* scores or logits -> probabilities */
    if (s == NN_OK && p->concept && f->probe != PROBE_LOGISTIC)
        for (i = 0; i < n; i++) {
            double top = out[i * c], sum = 0;
            for (j = 1; j < c; j++) if (out[i * c + j] > top) top = out[i * c + j];
            for (j = 0; j < c; j++) sum += out[i * c + j] = nn_exp(out[i * c + j] - top);
            for (j = 0; j < c; j++) out[i * c + j] /= sum;
        }
    nn_tensor_free(&z);
    nn_tensor_free(&z32);
    return s;
}
static size_t best_class(const double *p, size_t c)
{
    size_t j, b = 0;
    for (j = 1; j < c; j++) if (p[j] > p[b]) b = j;
    return b;
}
static nn_status part_take(part *t, const probing *p, const nn_tensor *codes, const nn_tensor *rows,
                           nn_error *e)
{
    nn_status s = nn_gather_rows(&t->x, &p->x, rows, NULL, e);
    if (s == NN_OK && p->concept) s = nn_gather_rows(&t->codes, codes, rows, NULL, e);
    if (s == NN_OK && !p->concept) s = nn_gather_rows(&t->y, &p->y, rows, NULL, e);
    return s;
}
static nn_status make_folds(nn_tensor *fold, const probing *p, const nn_tensor *codes,
                            const nn_tensor *groups, size_t n, size_t k, uint64_t seed, nn_error *e)
{
    nn_fold_desc fd = NN_ZERO;
    fd.k = k;
    fd.shuffle = 1;
    fd.random_state = seed;
    if (p->concept) fd.stratify = codes;
    if (p->grouped) fd.groups = groups;
    return nn_kfold(fold, n, &fd, e);
}
/* What the rows of b make of a linear probe: right ones, or minus the squared errors. */
static nn_status inner_score(double *score, const fitted *m, const nn_tensor *v, const probing *p,
                             const part *b, nn_error *e)
{
    const size_t n = v->shape[0], c = m->n_out;
    double *out = (double *)need(malloc((n * c > 0 ? n * c : 1) * sizeof *out));
    nn_status s = p->concept ? nn_linear_proba(out, &m->lin, v, e) : nn_linear_scores(out, &m->lin, v, e);
    size_t i, j;
    for (i = 0; s == NN_OK && i < n; i++) {
        if (p->concept) *score += best_class(out + i * c, c) == (size_t)nn_i64(&b->codes)[i];
        for (j = 0; !p->concept && j < c; j++) {
            const double d = out[i * c + j] - nn_f64(&b->y)[i * c + j];
            *score -= d * d;
        }
    }
    free(out);
    return s;
}
/* One inner fold: scaler, PCA and axes once, then down the path of penalties, each fit from the one
 * before. A full Newton step of 1e-3 leaves some 1e-6. */
static nn_status tune_fold(double score[GRID], const opts *o, const probing *p, const part *a,
                           const part *b, nn_error *e)
{
    nn_tensor z = NN_ZERO, v = NN_ZERO;
    nn_linear before = NN_ZERO;
    nn_pca axes = NN_ZERO;
    fitted m;
    size_t g;
    nn_status s = fit_columns(&m, o, p, a, &z, e);
    if (s == NN_OK) s = project(&m, &b->x, &v, e);
    if (s == NN_OK) s = principal_axes(&axes, &z, &v, e);
    for (g = GRID; s == NN_OK && g-- > 0; ) {
        m.penalty = grid[g];
        s = fit_linear(&m, p, a, &z, before.coef.data ? &before : NULL, 1e-3, e);
        if (s == NN_OK) s = inner_score(&score[g], &m, &v, p, b, e);
        nn_linear_free(&before);
        before = m.lin;
        memset(&m.lin, 0, sizeof m.lin);
    }
    nn_linear_free(&before);
    nn_pca_free(&axes);
    nn_tensor_free(&z);
    nn_tensor_free(&v);
    fitted_free(&m);
    return s;
}
/* The penalty with the best inner 3-fold score on these rows: accuracy, or minus squared error; of equal
 * ones the smallest. */
static nn_status tune(double *penalty, const opts *o, const probing *p, const nn_tensor *codes,
                      const nn_tensor *rows, uint64_t seed, nn_error *e)
{
    size_t g, f, best = 0;
    double score[GRID] = { 0.0 };
    nn_tensor fold = NN_ZERO, groups = NN_ZERO;
    part all = { NN_ZERO, NN_ZERO, NN_ZERO };
    probing inner = *p;                              /* the same kind of set over these rows only */
    nn_status s = part_take(&all, p, codes, rows, e);
    if (s == NN_OK) s = nn_gather_rows(&groups, &p->group, rows, NULL, e);
    if (s == NN_OK) s = make_folds(&fold, p, &all.codes, &groups, rows->shape[0], INNER, seed, e);
    inner.x = all.x;
    inner.y = all.y;
    for (f = 0; s == NN_OK && f < INNER; f++) {
        nn_tensor tr = NN_ZERO, te = NN_ZERO;
        part a = { NN_ZERO, NN_ZERO, NN_ZERO }, b = { NN_ZERO, NN_ZERO, NN_ZERO };
        s = nn_fold_indices(&tr, &te, &fold, f, NULL, e);
        if (s == NN_OK) s = part_take(&a, &inner, &all.codes, &tr, e);
        if (s == NN_OK) s = part_take(&b, &inner, &all.codes, &te, e);
        if (s == NN_OK) s = tune_fold(score, o, p, &a, &b, e);
        part_free(&a);
        part_free(&b);
        nn_tensor_free(&tr);
        nn_tensor_free(&te);
    }
    for (g = 1; g < GRID; g++) if (score[g] > score[best]) best = g;
    if (s == NN_OK) *penalty = grid[best];
    nn_tensor_free(&fold);
    nn_tensor_free(&groups);
    part_free(&all);
    return s;
}
/* The penalty of the probe that is fitted on all rows. */
static nn_status tune_all(double *penalty, const opts *o, const probing *p, nn_error *e)
{
    nn_tensor rows = NN_ZERO;
    size_t i;
    nn_status s = nn_tensor_make1(&rows, NN_I64, p->n, NULL, e);
    for (i = 0; s == NN_OK && i < p->n; i++) nn_i64(&rows)[i] = (int64_t)i;
    if (s == NN_OK) s = tune(penalty, o, p, &p->codes, &rows, o->fold_seed, e);
    nn_tensor_free(&rows);
    return s;
}
/* One cross-validation. The folds run beside each other, each on one thread: their solvers are too
 * small to share. They need no lower bound: two threads win from folds of 1 us on
 * (build/bench_threads folds), and no solver is that short. */
typedef struct held {
    double  *out;                /* [n, classes or m] held-out probabilities or values */
    double  *base;               /* [n] the majority class, or [n,m] the mean, of the training part */
    int64_t *fold_of;            /* [n] the fold that tested the row */
    size_t   fold, lacks;        /* a fold whose training part lacks this class + 1; 0 = none does */
} held;
typedef struct cross_job {
    const opts *o;
    const probing *p, *test;     /* test: the same rows, whose columns are judged */
    const nn_tensor *codes, *fold;
    uint64_t seed;
    held *h;
    size_t *lacks;               /* [folds] */
} cross_job;
/* What needs no probe: the commonest class, or the mean. The first class without rows + 1, or 0. */
static size_t guess_of(double *guess, const probing *p, const part *a)
{
    const size_t n = a->x.shape[0], c = p->concept ? p->n_classes : p->m;
    size_t i, j;
    for (j = 0; j < c; j++) guess[j] = 0.0;
    for (i = 0; i < n; i++) {
        if (p->concept) guess[nn_i64(&a->codes)[i]] += 1.0;
        else for (j = 0; j < c; j++) guess[j] += nn_f64(&a->y)[i * c + j] / (double)n;
    }
    for (j = 0; p->concept && j < c; j++) if (!(guess[j] > 0.0)) return j + 1;
    return 0;
}
static nn_status cross_fold(size_t f, void *user, nn_error *e)
{
    const cross_job *job = (const cross_job *)user;
    const opts *o = job->o;
    const probing *p = job->p;
    size_t i, j, nt, c = p->concept ? p->n_classes : p->m;
    nn_tensor tr = NN_ZERO, te = NN_ZERO;
    part a = { NN_ZERO, NN_ZERO, NN_ZERO }, b = { NN_ZERO, NN_ZERO, NN_ZERO };
    fitted m;
    double pen = o->penalty, *out = NULL, *guess = (double *)need(calloc(c, sizeof *guess));
    nn_status s = nn_fold_indices(&tr, &te, job->fold, f, NULL, e);
    memset(&m, 0, sizeof m);
    if (s == NN_OK) s = part_take(&a, p, job->codes, &tr, e);
    if (s == NN_OK) s = part_take(&b, job->test, job->codes, &te, e);
    if (s == NN_OK) job->lacks[f] = guess_of(guess, p, &a);
    /* nothing to fit, and nothing to score */
    if (s != NN_OK || job->lacks[f]) goto done;
    if (o->tune) s = tune(&pen, o, p, job->codes, &tr, job->seed, e);
    if (s == NN_OK) s = fit(&m, o, p, &a, pen, job->seed, e);
    if (s != NN_OK) goto done;
    nt = te.shape[0];
    out = (double *)need(malloc((nt * c > 0 ? nt * c : 1) * sizeof *out));
    s = apply(&m, p, &b.x, out, e);
    for (i = 0; s == NN_OK && i < nt; i++) {
        const size_t row = (size_t)nn_i64(&te)[i];
        job->h->fold_of[row] = (int64_t)f;
        for (j = 0; j < c; j++) job->h->out[row * c + j] = out[i * c + j];
        if (p->concept) job->h->base[row] = (double)best_class(guess, c);
        else for (j = 0; j < c; j++) job->h->base[row * c + j] = guess[j];
    }
done:
    free(out);
    free(guess);
    fitted_free(&m);
    part_free(&a);
    part_free(&b);
    nn_tensor_free(&tr);
    nn_tensor_free(&te);
    return s;
}
static size_t fold_count(const opts *o) { return o->stored_split ? 1 : o->folds; }
static nn_status cross(held *h, const opts *o, const probing *p, const probing *test,
                       const nn_tensor *codes, uint64_t seed, int threads, nn_error *e)
{
    const size_t folds = fold_count(o);
    nn_tensor fold = NN_ZERO;
    cross_job job;
    size_t f;
    nn_status s = o->stored_split ?
                      nn_tensor_copy(&fold, &p->split, NULL, e) :
                      make_folds(&fold, p, codes, &p->group, p->n, folds, seed, e);
    job.o = o;
    job.p = p;
    job.test = test;
    job.codes = codes;
    job.fold = &fold;
    job.seed = seed;
    job.h = h;
    job.lacks = (size_t *)need(calloc(folds, sizeof *job.lacks));
    if (s == NN_OK) s = nn_population_run(folds, cross_fold, &job, threads, e);
    for (f = folds, h->lacks = 0; f-- > 0; ) if (job.lacks[f]) { h->fold = f; h->lacks = job.lacks[f]; }
    free(job.lacks);
    nn_tensor_free(&fold);
    return s;
}

/* ---- probe, compare: figures and reports ------------------------------------------------------------ */
enum { FIG_MAIN = 0, FIG_BALANCED, FIG_AUC, FIG_COUNT };      /* those that have an interval */
enum { ECE_BINS = 15 };
typedef struct score {
    nn_interval fig[FIG_COUNT];  /* accuracy or R2; balanced accuracy; AUC: of the classes, or of a
                                    feature's "active" (y != 0). Means over the seeds; NaN = undefined */
    char why[200], why_auc[64];  /* why the main figure, or the AUC alone, is undefined; "" = it is not */
    double f1, f1_macro, log_loss, label_mae, ece; /* concept */
    double bin_conf[ECE_BINS], bin_acc[ECE_BINS];  /* of the first seed; NaN where no row is */
    size_t bin_rows[ECE_BINS];
    double mae, pearson;                           /* feature */
    double active, precision;    /* feature: share of rows that are not 0, average precision of that */
    double baseline, weighted;   /* majority class or the mean; concept: guessing as often as they occur */
    double shuffled, chance_hi;  /* the same probe on shuffled labels: mean, and 95 % of the shuffles */
    double p;                    /* permutation test; NaN with a single shuffle */
    double control;              /* --types: accuracy of the control task, the mean of the seeds; NaN = none */
    char why_control[120];       /* why it is undefined */
    size_t n_types;
    unsigned char *untyped;      /* [c] labels that no type was given, in all seeds; NULL = none */
    int64_t *cm;                 /* [c,c] of the first seed */
    /* the rows that were judged: all, or those of split_test */
    size_t n, *row;              /* [n] numbers of the rows */
    int64_t *label, *group, *fold;      /* [n] */
    double  *target;                    /* [n] feature */
    double  *influence;                 /* [n] of the main figure: what each row adds to it */
    int64_t *pred;                      /* [n] concept, of the first seed */
    size_t   width, at, c;       /* the probe's outputs, and which of them are judged: c from at on */
    double  *out;                       /* [n,c] of the first seed */
    struct score *each;          /* several targets: each one's figures [width], and the main one here is
                                    the mean R2 of the n_used that are not constant; else NULL */
    size_t   n_used;
} score;
static void score_free(score *r)
{
    size_t t;
    for (t = 0; r->each && t < r->width; t++) score_free(&r->each[t]);
    free(r->each);
    free(r->cm);
    free(r->row);
    free(r->label);
    free(r->group);
    free(r->fold);
    free(r->target);
    free(r->influence);
    free(r->pred);
    free(r->out);
    free(r->untyped);
    memset(r, 0, sizeof *r);
}
static void label_text(char *buf, size_t cap, const probing *p, size_t c)
{
    const nn_tensor *t = nn_dict_get(&p->d, "meta_classes");
    const int64_t v = nn_i64(&p->classes)[c];
    if (t && t->dtype == NN_UCS4 && v >= 0 && (size_t)v < nn_tensor_count(t))
        (void)nn_tensor_text(t, (size_t)v, buf, cap);
    else (void)snprintf(buf, cap, "%" PRId64, v);
}
/* A feature whose rows are all alike, a concept with one label or with one that some fold never
 * meets: there is nothing to measure. */
static nn_status score_defined(char why[200], const opts *o, const probing *p, const score *r,
                               nn_error *e)
{
    const size_t n = p->n, c = p->concept ? p->n_classes : 1, folds = fold_count(o);
    nn_tensor code = NN_ZERO, distinct = NN_ZERO;
    unsigned char *met;
    size_t i, k, *units;
    char label[64];
    nn_status s;
    why[0] = 0;
    for (i = 1; i < r->n; i++)
        if (p->concept ? r->label[i] != r->label[0] : r->target[i] != r->target[0]) break;
    if (i >= r->n) (void)snprintf(why, 200, "constant target");
    if (i >= r->n || !p->concept) return NN_OK;
    s = nn_label_encode(&code, &distinct, &p->group, NULL, e);
    if (s != NN_OK) return s;
    met = (unsigned char *)need(calloc(p->n_groups * c, 1));
    units = (size_t *)need(calloc(c, sizeof *units));
    for (i = 0; i < n; i++) {
        unsigned char *m = &met[(size_t)nn_i64(&code)[i] * c + (size_t)nn_i64(&p->codes)[i]];
        units[nn_i64(&p->codes)[i]] += !*m;
        *m = 1;
    }
    for (k = 0; k < c && units[k] >= folds; k++) continue;
    if (k < c) {
        label_text(label, sizeof label, p, k);
        (void)snprintf(why, 200, "label %s has %zu %s, fewer than the %zu folds", label, units[k],
                       p->grouped ? "sentences" : "rows", folds);
    }
    free(met);
    free(units);
    nn_tensor_free(&code);
    nn_tensor_free(&distinct);
    return NN_OK;
}
/* Adds 1 / seeds of one round's figure to value and influence. */
static nn_status add_figure(double *value, double *influence, const nn_score_desc *d,
                            const double *out, size_t seeds, nn_error *e)
{
    double one = 0.0, *h = (double *)need(malloc((d->n ? d->n : 1) * sizeof *h));
    size_t i;
    nn_status s = nn_score_make(&one, h, d, out, e);
    if (s == NN_OK) *value += one / (double)seeds;
    for (i = 0; s == NN_OK && i < d->n; i++) influence[i] += h[i] / (double)seeds;
    free(h);
    return s;
}
/* The figures of a concept without an interval, one round; out [n,c] of the judged rows. */
static nn_status round_concept(score *r, const probing *p, const held *h, const double *out,
                               size_t seeds, nn_error *e)
{
    const size_t n = r->n, c = p->n_classes;
    const int64_t *y = r->label;
    double hits = 0.0, dist = 0.0;
    nn_class_metrics m;
    int64_t *pred = (int64_t *)need(malloc(n * sizeof *pred)),
            *cm = (int64_t *)need(calloc(c * c, sizeof *cm));
    size_t i;
    nn_status s;
    nn_argmax_rows(pred, out, n, c);
    for (i = 0; i < n; i++) {
        const int64_t far = nn_i64(&p->classes)[pred[i]] - nn_i64(&p->classes)[y[i]];
        hits += h->base[r->row[i]] == (double)y[i];
        dist += fabs((double)far);
    }
    r->baseline += hits / (double)n / (double)seeds;
    r->label_mae += dist / (double)n / (double)seeds;
    s = nn_confusion_matrix(cm, y, pred, n, c, e);
    if (s == NN_OK) {
        nn_class_metrics_make(&m, NULL, cm, c);
        r->f1 += m.weighted.f1 / (double)seeds;
        r->f1_macro += m.macro.f1 / (double)seeds;
        r->log_loss += nn_log_loss(y, out, n, c) / (double)seeds;
        r->ece += nn_ece(r->cm ? NULL : r->bin_conf, r->cm ? NULL : r->bin_acc,
                         r->cm ? NULL : r->bin_rows, y, out, n, c, ECE_BINS) / (double)seeds;
    }
    if (!r->cm) {
        r->cm = cm;
        r->pred = pred;
        return s;
    }
    free(cm);
    free(pred);
    return s;
}
/* The same of one target of a feature set; out [n]. */
static nn_status round_feature(score *r, const held *h, const double *out, size_t seeds, nn_error *e)
{
    const size_t n = r->n;
    double *v = (double *)need(malloc(n * sizeof *v)), ap = 0.0;
    nn_regression_metrics m;
    nn_status s;
    size_t i;
    nn_regression_metrics_make(&m, r->target, out, n);
    s = nn_average_precision(&ap, r->label, out, n, NULL, e);
    r->mae += m.mae / (double)seeds;
    r->pearson += m.pearson / (double)seeds;
    r->precision += ap / (double)seeds;
    for (i = 0; i < n; i++) v[i] = h->base[r->row[i] * r->width + r->at];
    nn_regression_metrics_make(&m, r->target, v, n);
    r->baseline += m.mae / (double)seeds;
    free(v);
    return s;
}
/* What the judged rows were given by the probe. */
static void judged_rows(const score *r, double *out, const held *h)
{
    size_t i, j;
    for (i = 0; i < r->n; i++) {
        const double *row = &h->out[r->row[i] * r->width + r->at];
        for (j = 0; j < r->c; j++) out[i * r->c + j] = row[j];
    }
}
typedef struct group_row { int64_t group; size_t row; } group_row;
static int by_group(const void *x, const void *y)
{
    const group_row *a = (const group_row *)x, *b = (const group_row *)y;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}
/* from [n]: the row whose target row i gets. Rows of one sentence move as a block, so that what they
 * share by being one sentence stays: of targets that are constant within sentences each sentence gets
 * another one's; else the blocks, one behind the other in another order, are laid over the rows. */
static void shuffled_rows(size_t *from, const probing *p, uint64_t seed, size_t which)
{
    const size_t n = p->n;
    nn_rng g = nn_rng_make(seed, NN_STREAM_SPLIT, 1 + (uint64_t)which);
    group_row *row = (group_row *)need(malloc(n * sizeof *row));
    size_t *start = (size_t *)need(malloc((n + 1) * sizeof *start)),
           *order = (size_t *)need(malloc(n * sizeof *order));
    size_t i, k, groups = 0, at = 0;
    int constant = 1;
    for (i = 0; i < n; i++) { row[i].group = p->grouped ? nn_i64(&p->group)[i] : 0; row[i].row = i; }
    if (p->grouped) qsort(row, n, sizeof *row, by_group);
    for (i = 0; i < n; i++) {
        const size_t a = row[i].row, b = i ? row[i - 1].row : 0;
        if (!i || !p->grouped || row[i].group != row[i - 1].group) start[groups++] = i;
        else if (p->concept) constant &= nn_i64(&p->codes)[a] == nn_i64(&p->codes)[b];
        else
            constant &= memcmp(nn_f64(&p->y) + a * p->m, nn_f64(&p->y) + b * p->m,
                               p->m * sizeof(double)) == 0;
    }
    start[groups] = n;
    for (i = 0; i < groups; i++) order[i] = i;
    nn_rng_shuffle(&g, order, groups);
    for (k = 0; k < groups; k++) {
        const size_t o = order[k];
        if (constant)
            for (i = start[k]; i < start[k + 1]; i++) from[row[i].row] = row[start[o]].row;
        else
            for (i = start[o]; i < start[o + 1]; i++) from[row[at++].row] = row[i].row;
    }
    free(row);
    free(start);
    free(order);
}
/* The main figure of one shuffle for each of the scores of list; NaN where it is undefined. */
static nn_status one_shuffle(double *value, size_t which, const score *list, size_t n_list,
                             const opts *o, const probing *p, held *h, int threads, nn_error *e)
{
    const size_t n = p->n, c = p->concept ? p->n_classes : p->m;
    size_t i, j, t, *from = (size_t *)need(malloc(n * sizeof *from));
    double *out = (double *)need(malloc(n * c * sizeof *out)),
           *y = (double *)need(calloc(n, sizeof *y)),
           *influence = (double *)need(malloc(n * sizeof *influence));
    int64_t *label = (int64_t *)need(calloc(n, sizeof *label));
    probing q = *p;
    nn_tensor mixed = NN_ZERO;
    nn_status s = nn_tensor_copy(&mixed, p->concept ? &p->codes : &p->y, NULL, e);
    for (t = 0; t < n_list; t++) value[t] = (double)NAN;
    shuffled_rows(from, p, o->fold_seed, which);
    for (i = 0; s == NN_OK && i < n; i++) {
        if (p->concept) nn_i64(&mixed)[i] = nn_i64(&p->codes)[from[i]];
        else for (j = 0; j < c; j++) nn_f64(&mixed)[i * c + j] = nn_f64(&p->y)[from[i] * c + j];
    }
    if (!p->concept) q.y = mixed;
    if (s == NN_OK)
        s = cross(h, o, &q, &q, p->concept ? &mixed : &p->codes, o->fold_seed, threads, e);
    for (t = 0; s == NN_OK && !h->lacks && t < n_list; t++) {
        const score *r = &list[t];
        nn_score_desc d = NN_ZERO;
        if (r->why[0]) continue;
        judged_rows(r, out, h);
        for (i = 0; i < r->n; i++) {
            if (p->concept) label[i] = nn_i64(&mixed)[r->row[i]];
            else y[i] = nn_f64(&mixed)[r->row[i] * c + r->at];
        }
        d.kind = p->concept ? NN_SCORE_ACCURACY : NN_SCORE_R2;
        d.n = r->n;
        d.n_classes = p->concept ? c : 0;
        d.label = label;
        d.target = y;
        s = nn_score_make(&value[t], influence, &d, out, e);
    }
    free(from);
    free(out);
    free(y);
    free(influence);
    free(label);
    nn_tensor_free(&mixed);
    return s;
}
static int by_value(const void *x, const void *y)
{
    const double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}
/* What n shuffles v make of a score whose first seed gave `first`: where they are, and
 * p = (1 + shuffles that reach it) / (1 + shuffles). NaN among v is left out. */
static void chance_of(score *r, double first, double *v, size_t shuffles)
{
    size_t b, n = 0, reach = 0;
    double sum = 0.0;
    r->shuffled = r->chance_hi = r->p = (double)NAN;
    for (b = 0; b < shuffles; b++) {
        if (v[b] != v[b]) continue;
        v[n] = v[b];
        sum += v[n];
        reach += v[n] >= first - 1e-12;
        n++;
    }
    if (!n) return;
    qsort(v, n, sizeof *v, by_value);
    r->shuffled = sum / (double)n;
    if (n > 1) r->chance_hi = nn_quantile_sorted(v, n, 0.95);
    if (n > 1) r->p = (1.0 + (double)reach) / (1.0 + (double)n);
}
/* The main figure of labels that have nothing to do with the rows, by the same procedure: what is
 * left is chance. first [targets]: the figures of the first seed. */
static nn_status score_shuffled(score *r, const double *first, const opts *o, const probing *p,
                                held *h, int threads, nn_error *e)
{
    score *list = r->each ? r->each : r;
    const size_t m = r->each ? r->width : 1, shuffles = o->shuffles;
    double *v = (double *)need(malloc((m + 1) * (shuffles + 1) * sizeof *v)),
           *one = (double *)need(malloc(m * sizeof *one)), mean = 0.0;
    size_t b, t;
    nn_status s = NN_OK;
    for (b = 0; s == NN_OK && b < shuffles; b++) {
        s = one_shuffle(one, b, list, m, o, p, h, threads, e);
        if (s == NN_OK && nn_app_stopped()) s = fail(e, NN_E_STOPPED, "nothing is saved of a probe");
        v[m * shuffles + b] = 0.0;
        for (t = 0; t < m; t++) {
            v[t * shuffles + b] = one[t];
            if (!list[t].why[0]) v[m * shuffles + b] += one[t] / (double)r->n_used;
        }
    }
    for (t = 0; s == NN_OK && t < m; t++) {
        chance_of(&list[t], first[t], v + t * shuffles, shuffles);
        if (!list[t].why[0]) mean += first[t] / (double)r->n_used;
    }
    if (s == NN_OK && r->each) chance_of(r, mean, v + m * shuffles, shuffles);
    free(v);
    free(one);
    return s;
}
/* The labels of a control task (Hewitt and Liang 2019): each type has one, drawn from the labels of the
 * rows systematically: the types in random order take every n/types-th row of those sorted by label. So
 * each label has its share of the types to within one, and the seed decides which. code i64 [n]: numbers
 * of the labels that some type has; untyped [c]: the others; returns how many some type has. */
static size_t control_labels(nn_tensor *code, unsigned char *untyped, const probing *p, uint64_t seed)
{
    const size_t n = p->n, m = p->n_types, c = p->n_classes;
    nn_rng g = nn_rng_make(seed, NN_STREAM_PROBE, 0);
    size_t *order = (size_t *)need(malloc(m * sizeof *order)),
           *below = (size_t *)need(calloc(c + 1, sizeof *below)),
           *number = (size_t *)need(calloc(c, sizeof *number));
    int64_t *label = (int64_t *)need(malloc(m * sizeof *label));
    const double start = nn_rng_f64(&g);
    size_t i, k, kept = 0;
    for (i = 0; i < n; i++) below[nn_i64(&p->codes)[i] + 1]++;
    for (k = 0; k < c; k++) below[k + 1] += below[k];         /* rows of the labels before k */
    for (i = 0; i < m; i++) order[i] = i;
    nn_rng_shuffle(&g, order, m);
    memset(untyped, 1, c);
    for (i = k = 0; i < m; i++) {
        const double at = ((double)i + start) * (double)n / (double)m;
        while (k + 1 < c && at >= (double)below[k + 1]) k++;
        label[order[i]] = (int64_t)k;
        untyped[k] = 0;
    }
    for (k = 0; k < c; k++) { number[k] = kept; kept += !untyped[k]; }
    for (i = 0; i < n; i++)
        nn_i64(code)[i] = (int64_t)number[label[nn_i64(&p->type)[i]]];
    free(order);
    free(below);
    free(number);
    free(label);
    return kept;
}
/* The accuracy of the same procedure where the label says nothing but the type: what a probe can learn
 * by heart. One draw of labels per seed. */
static nn_status score_control(score *r, const opts *o, const probing *p, held *h, int threads,
                               nn_error *e)
{
    const size_t seeds = o->stored_split ? 1 : o->seeds, c = p->n_classes;
    unsigned char *lacks = (unsigned char *)need(malloc(c));
    probing q = *p;
    nn_tensor code = NN_ZERO;
    double sum = 0.0;
    size_t seed, i, k, hits;
    nn_status s = nn_tensor_make1(&code, NN_I64, p->n, NULL, e);
    r->n_types = p->n_types;
    r->untyped = (unsigned char *)need(malloc(c));
    memset(r->untyped, 1, c);
    for (seed = 0; s == NN_OK && seed < seeds; seed++) {
        q.n_classes = control_labels(&code, lacks, p, o->fold_seed + seed);
        for (k = 0; k < c; k++) r->untyped[k] &= lacks[k];
        if (q.n_classes < 2) {
            (void)snprintf(r->why_control, sizeof r->why_control, "all %zu types have one label",
                           p->n_types);
            break;
        }
        s = cross(h, o, &q, &q, &code, o->fold_seed + seed, threads, e);
        if (s == NN_OK && h->lacks) {
            (void)snprintf(r->why_control, sizeof r->why_control,
                           "where fold %zu is fitted, no type has some label", h->fold);
            break;
        }
        for (i = hits = 0; s == NN_OK && i < r->n; i++)
            hits += best_class(h->out + r->row[i] * q.n_classes, q.n_classes) ==
                    (size_t)nn_i64(&code)[r->row[i]];
        sum += (double)hits / (double)r->n / (double)seeds;
        if (s == NN_OK && nn_app_stopped()) s = fail(e, NN_E_STOPPED, "nothing is saved of a probe");
    }
    if (s == NN_OK && !r->why_control[0]) r->control = sum;
    nn_tensor_free(&code);
    free(lacks);
    return s;
}
/* The rows that are judged, their labels or targets (from output `at` of the probe on), and what
 * needs no probe. */
static void score_rows(score *r, const probing *p, size_t at)
{
    const size_t n = p->n, c = p->concept ? p->n_classes : 1;
    size_t i, k, *count = (size_t *)need(calloc(c, sizeof *count));
    memset(r, 0, sizeof *r);
    r->width = p->concept ? c : p->m;
    r->at = at;
    r->c = c;
    r->n_used = 1;
    r->row = (size_t *)need(malloc(n * sizeof *r->row));
    for (i = 0; i < n; i++)
        if (!p->split.data || nn_i64(&p->split)[i] == 0) r->row[r->n++] = i;
    r->label = (int64_t *)need(calloc(n, sizeof *r->label));
    r->group = (int64_t *)need(calloc(n, sizeof *r->group));
    r->fold = (int64_t *)need(calloc(n, sizeof *r->fold));
    r->target = (double *)need(calloc(n, sizeof *r->target));
    r->influence = (double *)need(calloc(n, sizeof *r->influence));
    r->out = (double *)need(malloc(n * c * sizeof *r->out));
    for (i = 0; i < r->n; i++) {
        r->group[i] = nn_i64(&p->group)[r->row[i]];
        if (!p->concept) r->target[i] = nn_f64(&p->y)[r->row[i] * r->width + at];
        r->label[i] = p->concept ? nn_i64(&p->codes)[r->row[i]] : r->target[i] != 0.0;
        r->active += (double)(!p->concept && r->label[i]);
        if (p->concept) count[r->label[i]]++;
    }
    r->active /= (double)r->n;
    for (k = 0; p->concept && k < c; k++)
        r->weighted += (double)count[k] * (double)count[k] / ((double)r->n * (double)r->n);
    for (k = 0; k < FIG_COUNT; k++)
        r->fig[k].mean = r->fig[k].lo = r->fig[k].hi = (double)NAN;
    r->control = (double)NAN;
    free(count);
}
/* One score in the making: the means over the rounds of each figure and of what each row adds. */
typedef struct scoring {
    score *r;
    const probing *p;
    nn_score_desc d[FIG_COUNT];
    double value[FIG_COUNT], *h[FIG_COUNT], *out, *pairs, first;
    size_t done;                 /* rounds */
} scoring;
/* unseen: no fit has met any of the rows, there are no folds */
static void scoring_begin(scoring *g, score *r, const probing *p, size_t at, int unseen)
{
    static const nn_score_kind kinds[FIG_COUNT] = { NN_SCORE_ACCURACY, NN_SCORE_BALANCED,
                                                    NN_SCORE_AUC };
    size_t k;
    memset(g, 0, sizeof *g);
    g->r = r;
    g->p = p;
    score_rows(r, p, at);
    g->out = (double *)need(malloc(p->n * r->c * sizeof *g->out));
    g->pairs = (double *)need(malloc(2 * p->n * sizeof *g->pairs));
    for (k = 0; k < FIG_COUNT; k++) {
        nn_score_desc *d = &g->d[k];
        g->h[k] = (double *)need(calloc(p->n, sizeof *g->h[k]));
        d->kind = p->concept || k ? kinds[k] : NN_SCORE_R2;
        d->n = r->n;
        d->n_classes = k == FIG_AUC && !p->concept ? 2 : p->concept ? r->c : 0;
        d->label = r->label;
        d->target = r->target;
        d->fold = unseen ? NULL : r->fold;
        d->group = p->grouped ? r->group : NULL;
    }
}
static void scoring_free(scoring *g)
{
    size_t k;
    for (k = 0; k < FIG_COUNT; k++) free(g->h[k]);
    free(g->out);
    free(g->pairs);
    memset(g, 0, sizeof *g);
}
/* One of `rounds` cross-validations, or the only judgement of unseen rows. */
static nn_status scoring_round(scoring *g, const held *run, size_t rounds, nn_error *e)
{
    score *r = g->r;
    const int concept = g->p->concept;
    size_t i, k;
    nn_status s;
    if (r->why[0]) return NN_OK;
    judged_rows(r, g->out, run);
    for (i = 0; i < r->n; i++) r->fold[i] = run->fold_of[r->row[i]];
    s = concept ? round_concept(r, g->p, run, g->out, rounds, e) :
                  round_feature(r, run, g->out, rounds, e);
    for (i = 0; !concept && i < r->n; i++) {
        g->pairs[2 * i] = 0.0;
        g->pairs[2 * i + 1] = g->out[i];
    }
    for (k = 0; s == NN_OK && k < FIG_COUNT; k++) {
        if (!concept && k == FIG_BALANCED) continue;
        s = add_figure(&g->value[k], g->h[k], &g->d[k],
                       !concept && k == FIG_AUC ? g->pairs : g->out, rounds, e);
    }
    if (g->done++) return s;
    memcpy(r->out, g->out, r->n * r->c * sizeof *g->out);
    g->first = g->value[FIG_MAIN] * (double)rounds;
    return s;
}
/* The intervals; what each row adds to the main figure is the score's from here on. */
static nn_status scoring_end(scoring *g, nn_error *e)
{
    score *r = g->r;
    const int concept = g->p->concept;
    size_t k;
    nn_status s = NN_OK;
    if (r->why[0]) return s;
    for (k = 0; s == NN_OK && k < FIG_COUNT; k++) {
        if (!concept && k == FIG_BALANCED) continue;
        s = nn_score_interval(&r->fig[k], g->value[k], g->h[k], &g->d[k], e);
    }
    memcpy(r->influence, g->h[FIG_MAIN], r->n * sizeof *r->influence);
    if (g->value[FIG_AUC] != g->value[FIG_AUC])
        (void)snprintf(r->why_auc, sizeof r->why_auc, "no fold tests %s",
                       concept ? "every label beside others" : "active and other rows");
    return s;
}
/* Several targets: the mean R2 of those that are not constant, and what each row adds to it. */
static nn_status score_mean(score *r, const nn_score_desc *d, nn_error *e)
{
    const size_t m = r->width;
    double value = 0.0;
    size_t t, i;
    r->n_used = 0;
    for (t = 0; t < m; t++) r->n_used += !r->each[t].why[0];
    if (!r->n_used) {
        (void)snprintf(r->why, sizeof r->why, "%s", r->each[0].why);
        return NN_OK;
    }
    for (t = 0; t < m; t++) {
        const score *one = &r->each[t];
        if (one->why[0]) continue;
        memcpy(r->fold, one->fold, r->n * sizeof *r->fold);
        value += one->fig[FIG_MAIN].mean / (double)r->n_used;
        for (i = 0; i < r->n; i++) r->influence[i] += one->influence[i] / (double)r->n_used;
    }
    return nn_score_interval(&r->fig[FIG_MAIN], value, r->influence, d, e);
}
/* All figures of a data set, of which test (p itself, or the same rows seen otherwise) has the columns
 * that are judged. Undefined figures are NaN with the reason, which is not an error. */
static nn_status score_pair(score *r, const opts *o, const probing *p, const probing *test, int threads,
                            nn_progress *bar, double *step, nn_error *e)
{
    const size_t n = p->n, c = p->concept ? p->n_classes : p->m,
                 seeds = o->stored_split ? 1 : o->seeds, targets = p->concept ? 1 : p->m;
    size_t t, seed, left = 0;
    double *first = (double *)need(calloc(targets, sizeof *first));
    scoring *g = (scoring *)need(calloc(targets, sizeof *g));
    held run = NN_ZERO;
    nn_status s = NN_OK;
    memset(r, 0, sizeof *r);
    if (targets > 1) {
        score_rows(r, p, 0);
        r->each = (score *)need(calloc(targets, sizeof *r->each));
    }
    run.out = (double *)need(malloc(n * c * sizeof *run.out));
    run.base = (double *)need(malloc(n * c * sizeof *run.base));
    run.fold_of = (int64_t *)need(calloc(n, sizeof *run.fold_of));
    for (t = 0; s == NN_OK && t < targets; t++) {
        score *one = r->each ? &r->each[t] : r;
        scoring_begin(&g[t], one, p, t, o->stored_split);
        s = score_defined(one->why, o, p, one, e);
        left += !one->why[0];
    }
    for (seed = 0; s == NN_OK && left && seed < seeds; seed++) {
        s = cross(&run, o, p, test, &p->codes, o->fold_seed + seed, threads, e);
        if (s == NN_OK && run.lacks) {
            char label[64];
            label_text(label, sizeof label, p, run.lacks - 1);
            (void)snprintf(r->why, sizeof r->why, "label %s is missing where fold %zu is fitted",
                           label, run.fold);
            break;
        }
        for (t = 0; s == NN_OK && t < targets; t++) s = scoring_round(&g[t], &run, seeds, e);
        if (s == NN_OK && bar)
            nn_progress_step(bar, ++*step, (double)NAN,
                             p->concept ? g[0].value[FIG_MAIN] * (double)seeds / (double)(seed + 1) :
                                          (double)NAN);
        if (s == NN_OK && nn_app_stopped()) s = fail(e, NN_E_STOPPED, "nothing is saved of a probe");
    }
    for (t = 0; s == NN_OK && t < targets; t++) {
        s = scoring_end(&g[t], e);
        first[t] = g[t].first;
    }
    if (s == NN_OK && r->each) s = score_mean(r, &g[0].d[FIG_MAIN], e);
    if (s == NN_OK && !r->why[0]) s = score_shuffled(r, first, o, p, &run, threads, e);
    if (s == NN_OK && !r->why[0] && p->n_types) s = score_control(r, o, p, &run, threads, e);
    for (t = 0; t < targets; t++) scoring_free(&g[t]);
    free(g);
    free(first);
    free(run.out);
    free(run.base);
    free(run.fold_of);
    if (s != NN_OK) score_free(r);
    return s;
}
static nn_status score_run(score *r, const opts *o, const probing *p, int threads, nn_progress *bar,
                           double *step, nn_error *e)
{
    return score_pair(r, o, p, p, threads, bar, step, e);
}
static const char *label_name(nn_app *app, const probing *p, size_t c)
{
    char buf[128];
    label_text(buf, sizeof buf, p, c);
    return nn_app_text(app, "%s", buf);
}
static nn_status probe_allowed(nn_app *app, const opts *o, const probing *p, const char *path,
                               nn_error *e)
{
    if (p->concept && o->probe == PROBE_RIDGE)
        return nn_app_misuse(app, e,
                    "%s: ridge is for features, this set has concept labels: expected logistic, "
                    "mlp or mean-difference",
                    path);
    if (!p->concept && (o->probe == PROBE_LOGISTIC || o->probe == PROBE_MEANS))
        return nn_app_misuse(app, e,
                    "%s: %s is for concepts, this set has real targets: expected ridge or mlp",
                    path, probe_names[o->probe]);
    if (!o->stored_split && o->folds > p->n)
        return nn_app_misuse(app, e, "%s: %zu folds need as many rows, there are %zu", path, o->folds,
                             p->n);
    return NN_OK;
}
/* What a probe keeps of the data set it was fitted on: enough to make the same rows of other files. */
static const char *const kept_keys[] = { "meta_strategy", "meta_input_source", "meta_input_layers",
                                         "meta_combine", "meta_rows", "meta_target_layer",
                                         "meta_target_feature", "meta_classes" };
/* rows of each class [n_classes], or the means of the targets [m]: what needs no probe */
static nn_status put_baseline(nn_dict *d, const probing *p, nn_error *e)
{
    nn_tensor t = NN_ZERO;
    const size_t m = p->m;
    nn_status s = nn_tensor_make1(&t, p->concept ? NN_I64 : NN_F64, p->concept ? p->n_classes : m,
                                  NULL, e);
    size_t i;
    for (i = 0; s == NN_OK && p->concept && i < p->n; i++) nn_i64(&t)[nn_i64(&p->codes)[i]]++;
    for (i = 0; s == NN_OK && !p->concept && i < p->n * m; i++)
        nn_f64(&t)[i % m] += nn_f64(&p->y)[i] / (double)p->n;
    return put_made(d, p->concept ? "class_rows" : "target_mean", &t, s, e);
}
static nn_status save_probe(nn_app *app, const opts *o, const probing *p, const fitted *f, nn_error *e)
{
    nn_dict d = NN_ZERO, state = NN_ZERO;
    size_t i;
    nn_status s = put_text(&d, "probe", probe_names[f->probe], e);
    if (s == NN_OK) s = put_f64(&d, "penalty", f->penalty, e);
    if (s == NN_OK) s = put_i64(&d, "columns", (int64_t)p->k, e);
    if (s == NN_OK) s = put_text(&d, "columns_are", p->components ? "components" : "raw", e);
    if (s == NN_OK) s = put_scaler(&d, f->kind, &f->sc, e);
    if (s == NN_OK && f->has_pca) {
        s = put_copy(&d, "pca_components", &f->pca.components, e);
        if (s == NN_OK) s = put_copy(&d, "pca_mean", &f->pca.mean, e);
    }
    if (s == NN_OK && p->concept) s = put_copy(&d, "classes", &p->classes, e);
    if (s == NN_OK) s = put_baseline(&d, p, e);
    for (i = 0; s == NN_OK && i < sizeof kept_keys / sizeof *kept_keys; i++) {
        const nn_tensor *t = nn_dict_get(&p->d, kept_keys[i]);
        if (t) s = put_copy(&d, kept_keys[i], t, e);
    }
    if (s == NN_OK && f->probe != PROBE_MLP) {
        s = put_copy(&d, "coef", &f->lin.coef, e);
        if (s == NN_OK) s = put_copy(&d, "intercept", &f->lin.intercept, e);
    }
    if (s == NN_OK && f->probe == PROBE_MLP) {
        s = nn_mlp_state(f->mlp, &state, NULL, 0, e);
        for (i = 0; s == NN_OK && i < state.count; i++)
            s = put_copy(&d, state.items[i].name, &state.items[i].value, e);
    }
    if (s == NN_OK) s = nn_npz_write(o->save, &d, 0, NULL, e);
    if (s == NN_OK) nn_app_wrote(app, o->save);
    nn_dict_free(&state);
    nn_dict_free(&d);
    return s;
}
/* --dry-run: one fit on all rows, timed, for all of them. */
static nn_status plan_probe(nn_app *app, const opts *o, nn_error *e)
{
    size_t i, fits = 0;
    double seconds = 0, most = 0;
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && i < app->n_args; i++) {
        probing p;
        fitted f;
        /* the folds of every seed and shuffle, and all rows */
        const size_t seeds = o->stored_split ? 1 : o->seeds,
                     runs = seeds * (1 + o->k_sparse.n + (o->types != NULL)) + o->shuffles,
                     k = fold_count(o) * runs + 1;
        double t0, penalty;
        part all;
        memset(&p, 0, sizeof p);
        memset(&f, 0, sizeof f);
        s = probing_read(&p, o, app->args[i], e);
        if (s == NN_OK) s = probe_allowed(app, o, &p, app->args[i], e);
        t0 = nn_app_seconds();
        all = whole_set(&p);
        if (s == NN_OK && (!p.concept || p.n_classes > 1))
            s = fit(&f, o, &p, &all, o->penalty, o->fold_seed, e);
        if (s == NN_OK && (!p.concept || p.n_classes > 1) && o->tune) s = tune_all(&penalty, o, &p, e);
        seconds += (nn_app_seconds() - t0) * (double)k / (double)(app->n_threads > 0 ? app->n_threads : 1);
        fits += k * (o->tune ? 1 + GRID * INNER : 1);
        if (32.0 * (double)p.n * (double)p.k > most) most = 32.0 * (double)p.n * (double)p.k;
        if (s == NN_OK && app->n_args == 1) {
            nn_app_count(app, "rows", p.n);
            nn_app_count(app, "columns", p.k);
        }
        fitted_free(&f);
        probing_free(&p);
    }
    if (s != NN_OK) return s;
    nn_app_count(app, "data_sets", app->n_args);
    nn_app_count(app, "fits", fits);
    nn_app_result(app, "memory_megabytes_expected",
                  most * (1 + 0.5 * (double)(app->n_threads > 0 ? app->n_threads : 1)) / 1e6);
    nn_app_result(app, "seconds_expected", seconds);
    return NN_OK;
}
/* A figure and its interval: three results and a box of the report, or the reason why there is none. */
static void show_figure(nn_app *app, nn_report *rep, const char *name, const char *title,
                        const nn_interval *f, const char *why)
{
    char value[32], note[96];
    const char *lo = nn_app_text(app, "%s_lo", name), *hi = nn_app_text(app, "%s_hi", name);
    if (f->mean != f->mean) {
        nn_app_undefined(app, name, why);
        nn_report_figure(rep, title, "undefined", why);
        return;
    }
    nn_app_result(app, name, f->mean);
    (void)snprintf(value, sizeof value, "%.3f", f->mean);
    if (f->lo != f->lo) {
        (void)snprintf(note, sizeof note, "no interval: a class has fewer than 2 draws");
        nn_app_undefined(app, lo, "a class has fewer than 2 draws");
        nn_app_undefined(app, hi, "a class has fewer than 2 draws");
    } else {
        (void)snprintf(note, sizeof note, "95 %% interval %.3f to %.3f", f->lo, f->hi);
        nn_app_result(app, lo, f->lo);
        nn_app_result(app, hi, f->hi);
    }
    nn_report_figure(rep, title, value, note);
}
static void show_number(nn_app *app, nn_report *rep, const char *name, const char *title,
                        double value, const char *note)
{
    char buf[32];
    if (value != value) return;
    nn_app_result(app, name, value);
    if (!title) return;
    (void)snprintf(buf, sizeof buf, "%.3f", value);
    nn_report_figure(rep, title, buf, note);
}
/* What a set calls its target t: the number of the feature, else the column of y. */
static const char *target_name(nn_app *app, const probing *p, size_t t)
{
    const nn_tensor *f = nn_dict_get(&p->d, "meta_target_feature");
    if (f && f->dtype == NN_I64 && nn_tensor_count(f) == p->m)
        return nn_app_text(app, "feature_%" PRId64, nn_i64(f)[t]);
    return nn_app_text(app, "column_%zu", t);
}
/* Several targets: the mean R2 above, and a row for each. */
static void show_targets(nn_app *app, nn_report *rep, const probing *p, const score *r)
{
    enum { COLS = 9 };
    static const char *const cols[COLS] = { "target", "R2", "95 % low", "95 % high", "MAE",
                                            "Pearson", "shuffled", "p", "AUC of active" };
    const char **cells = (const char **)need(malloc(r->width * COLS * sizeof *cells));
    size_t t, j;
    for (t = 0; t < r->width; t++) {
        const score *one = &r->each[t];
        const nn_interval *fig = one->fig;
        const char *name = target_name(app, p, t), **row = &cells[t * COLS],
                   *key = nn_app_text(app, "r2_%s", name);
        const double v[COLS - 1] = { fig[FIG_MAIN].mean, fig[FIG_MAIN].lo, fig[FIG_MAIN].hi, one->mae,
                                     one->pearson, one->shuffled, one->p, fig[FIG_AUC].mean };
        row[0] = name;
        for (j = 1; j < COLS; j++)
            row[j] = v[j - 1] == v[j - 1] ? nn_app_text(app, "%.4f", v[j - 1]) : "";
        if (one->why[0]) {
            nn_app_undefined(app, key, one->why);
            row[1] = nn_app_text(app, "undefined: %s", one->why);
            for (j = 2; j < COLS; j++) row[j] = "";
            continue;
        }
        nn_app_result(app, key, v[0]);
        nn_app_result(app, nn_app_text(app, "%s_lo", key), v[1]);
        nn_app_result(app, nn_app_text(app, "%s_hi", key), v[2]);
        nn_app_keep(app, nn_app_text(app, "mae_%s", name), one->mae);
        nn_app_keep(app, nn_app_text(app, "pearson_%s", name), one->pearson);
        nn_app_keep(app, nn_app_text(app, "%s_shuffled", key), one->shuffled);
        if (one->p == one->p)
            nn_app_result(app, nn_app_text(app, "permutation_p_%s", name), one->p);
        if (!(one->active > 0.0 && one->active < 1.0)) row[COLS - 1] = "";
        else if (fig[FIG_AUC].mean == fig[FIG_AUC].mean)
            nn_app_result(app, nn_app_text(app, "active_auc_%s", name), fig[FIG_AUC].mean);
    }
    nn_report_table(rep, "Each target", cols, COLS, cells, r->width);
    free(cells);
}
/* --types: the control task, and what the probe reads beyond it. */
static void show_control(nn_app *app, nn_report *rep, const probing *p, const score *r)
{
    const char *list = "";
    size_t k;
    if (!r->n_types) return;
    nn_app_count(app, "control_types", r->n_types);
    for (k = 0; k < r->c; k++)
        if (r->untyped[k])
            list = nn_app_text(app, "%s%s%s", list, *list ? "," : "", label_name(app, p, k));
    if (*list) nn_app_result_text(app, "control_lacks_labels", list);
    if (r->control != r->control) {
        nn_app_undefined(app, "control_accuracy", r->why_control);
        nn_app_undefined(app, "selectivity", r->why_control);
        nn_report_figure(rep, "selectivity", "undefined", r->why_control);
        return;
    }
    show_number(app, rep, "control_accuracy", "control task", r->control,
                nn_app_text(app, "each of %zu types has one random label%s%s", r->n_types,
                            *list ? "; no type had the label " : "", list));
    show_number(app, rep, "selectivity", "selectivity", r->fig[FIG_MAIN].mean - r->control,
                "accuracy less that of the control task: what is no learning by heart");
}
/* All figures of one data set. */
static void show_score(nn_app *app, nn_report *rep, const probing *p, const score *r)
{
    show_figure(app, rep, p->concept ? "accuracy" : "r2",
                r->each ? "mean R2 of the targets" : p->concept ? "accuracy" : "R2",
                &r->fig[FIG_MAIN], r->why);
    if (r->each) {
        nn_app_count(app, "targets", r->width);
        if (r->n_used < r->width) nn_app_count(app, "targets_scored", r->n_used);
    }
    if (r->why[0] && !r->each) return;
    if (p->concept) {
        show_figure(app, rep, "balanced_accuracy", "balanced accuracy", &r->fig[FIG_BALANCED],
                    "there is one label only");
        show_number(app, rep, "f1_weighted", NULL, r->f1, NULL);
        show_number(app, rep, "f1_macro", NULL, r->f1_macro, NULL);
        show_figure(app, rep, "auc", p->n_classes > 2 ? "AUC, one against the rest" : "AUC",
                    &r->fig[FIG_AUC], r->why_auc);
        show_number(app, rep, "log_loss", NULL, r->log_loss, NULL);
        show_number(app, rep, "ece", "calibration error", r->ece,
                    "mean distance of confidence and accuracy, 15 bins");
        if (!nn_dict_get(&p->d, "meta_classes"))          /* names have no distance */
            show_number(app, rep, "label_mae", NULL, r->label_mae, NULL);
        show_number(app, rep, "majority_accuracy", "majority class", r->baseline,
                    "always the commonest label of the training part");
        show_number(app, rep, "weighted_guess_accuracy", NULL, r->weighted, NULL);
        show_number(app, rep, "shuffled_accuracy", "shuffled labels", r->shuffled,
                    "the same probe where there is nothing to find");
        show_number(app, rep, "shuffled_accuracy_p95", NULL, r->chance_hi, NULL);
        show_number(app, rep, "permutation_p", "permutation p", r->p,
                    "(1 + shuffles that reach the figure) / (1 + shuffles)");
        show_control(app, rep, p, r);
        return;
    }
    if (!r->each) {
        show_number(app, rep, "mae", NULL, r->mae, NULL);
        show_number(app, rep, "pearson", "Pearson", r->pearson, NULL);
        show_number(app, rep, "mean_mae", NULL, r->baseline, NULL);
    }
    if (!r->why[0]) {
        show_number(app, rep, "shuffled_r2", "R2, shuffled targets", r->shuffled,
                    "the same probe where there is nothing to find");
        show_number(app, rep, "shuffled_r2_p95", NULL, r->chance_hi, NULL);
        show_number(app, rep, "permutation_p", "permutation p", r->p,
                    "(1 + shuffles that reach the figure) / (1 + shuffles)");
    }
    if (r->each) {
        show_targets(app, rep, p, r);
        return;
    }
    if (!(r->active > 0.0 && r->active < 1.0)) return;    /* not sparse: no row is 0, or all are */
    show_number(app, rep, "active_share", "rows that are active", r->active, "target is not 0");
    show_figure(app, rep, "active_auc", "AUC of active", &r->fig[FIG_AUC], r->why_auc);
    show_number(app, rep, "active_average_precision", "average precision of active", r->precision,
                "chance: the share of active rows");
}
/* The rows that the probe gets wrong, with their sentences and files. */
static void wrong_table(nn_app *app, nn_report *rep, const probing *p, const score *r,
                        const char *const *names)
{
    enum { AT_MOST = 1000, COLS = 6 };
    static const char *const cols[COLS] = { "row", "sentence", "file", "label", "predicted",
                                            "probability of its label" };
    const nn_tensor *files = nn_dict_get(&p->d, "meta_files");
    const char **cells;
    size_t i, wrong = 0, at = 0;
    char file[256];
    if (files && (files->dtype != NN_UCS4 || nn_tensor_count(files) != p->n)) files = NULL;
    for (i = 0; i < r->n; i++) wrong += r->pred[i] != r->label[i];
    cells = (const char **)need(malloc(AT_MOST * COLS * sizeof *cells));
    for (i = 0; i < r->n && at < AT_MOST; i++) {
        const char **row = &cells[at * COLS];
        const size_t label = (size_t)r->label[i];
        if (r->pred[i] == r->label[i]) continue;
        file[0] = 0;
        if (files) (void)nn_tensor_text(files, r->row[i], file, sizeof file);
        row[0] = nn_app_text(app, "%zu", r->row[i]);
        row[1] = nn_app_text(app, "%" PRId64, r->group[i]);
        row[2] = nn_app_text(app, "%s", file);
        row[3] = names[label];
        row[4] = names[r->pred[i]];
        row[5] = nn_app_text(app, "%.3f", r->out[i * p->n_classes + label]);
        at++;
    }
    nn_report_table(rep,
                    at < wrong ? nn_app_text(app, "Misclassified rows: the first %zu of %zu", at, wrong) :
                                 nn_app_text(app, "Misclassified rows: %zu of %zu", wrong, r->n),
                    cols, COLS, cells, at);
    free(cells);
}
/* Accuracy against confidence, where there are rows. */
static void calibration_plot(nn_app *app, nn_report *rep, const score *r)
{
    const double line[2] = { 0.0, 1.0 };
    double x[ECE_BINS], y[ECE_BINS];
    nn_series se[2];
    nn_plot plot;
    size_t i, n = 0;
    if (r->why[0]) return;
    for (i = 0; i < ECE_BINS; i++)
        if (r->bin_rows[i]) { x[n] = r->bin_conf[i]; y[n++] = r->bin_acc[i]; }
    memset(&plot, 0, sizeof plot);
    memset(se, 0, sizeof se);
    se[0].label = "probe";
    se[0].x = x;
    se[0].y = y;
    se[0].n = n;
    se[0].points = 1;
    se[1].label = "perfect";
    se[1].x = se[1].y = line;
    se[1].n = 2;
    se[1].dashed = 1;
    plot.title = "Calibration";
    plot.note = nn_app_text(app, "expected calibration error %.3f; above the dashed line the probe is "
                                 "right more often than it says", r->ece);
    plot.x_label = "mean probability of the predicted label";
    plot.y_label = "share of them that are right";
    plot.series = se;
    plot.n_series = 2;
    plot.y_max = 1;
    nn_report_plot(rep, &plot, "calibration");
}
/* What stands behind the figures. */
static const char *procedure(nn_app *app, const opts *o, const probing *p, const score *r)
{
    const char *rows = nn_app_text(app, "%s, %zu rows%s", p->strategy, p->n,
                                   p->grouped ? nn_app_text(app, " of %zu sentences", p->n_groups) : "");
    if (o->stored_split)
        return nn_app_text(app, "%s; fitted on split_train, judged on the %zu rows of split_test", rows,
                           r->n);
    return nn_app_text(app, "%s; %zu-fold cross-validation%s%s; scaler%s refitted in every fold", rows,
                       o->folds, p->grouped ? " grouped by sentence" : "",
                       o->seeds > 1 ? nn_app_text(app, ", the mean of %zu seeds", o->seeds) : "",
                       p->pca ? " and PCA" : "");
}
/* --k-sparse: the score against the number of columns, which are chosen in every fold anew. */
static nn_status sparse_curve(nn_app *app, nn_report *rep, const opts *o, const probing *p,
                              double penalty, nn_error *e)
{
    enum { COLS = 5 };
    static const char *const cols[COLS] = { "columns", "score", "95 % low", "95 % high",
                                            "chosen on all rows" };
    const size_t n = o->k_sparse.n;
    const char *what = p->concept ? "accuracy" : "r2",
               **cells = (const char **)need(malloc(n * COLS * sizeof *cells));
    double *v = (double *)need(malloc(4 * n * sizeof *v));
    const part all = whole_set(p);
    nn_plot plot;
    nn_series se;
    size_t i, j;
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && i < n; i++) {
        const size_t k = (size_t)o->k_sparse.v[i];
        const char *key = nn_app_text(app, "k_sparse_%s_%zu", what, k), *list = "",
                   **row = &cells[i * COLS];
        opts once = *o;
        probing q = *p;
        fitted f;
        score r;
        memset(&f, 0, sizeof f);
        memset(&r, 0, sizeof r);
        once.shuffles = 0;
        q.n_types = 0;
        q.sparse = k;
        s = score_run(&r, &once, &q, app->n_threads, NULL, NULL, e);
        if (s == NN_OK)
            s = fit(&f, o, &q, &all, penalty, o->fold_seed, e);
        if (s != NN_OK) break;
        for (j = 0; j < nn_tensor_count(&f.cols); j++)
            list = nn_app_text(app, "%s%s%" PRId64, list, j ? "," : "", nn_i64(&f.cols)[j]);
        if (!f.cols.data) list = "all";
        v[i] = (double)k;
        v[n + i] = r.fig[FIG_MAIN].mean;
        v[2 * n + i] = r.fig[FIG_MAIN].lo;
        v[3 * n + i] = r.fig[FIG_MAIN].hi;
        row[0] = nn_app_text(app, "%zu", k);
        for (j = 1; j < 4; j++) row[j] = nn_app_text(app, "%.4f", v[j * n + i]);
        row[4] = list;
        if (r.why[0]) nn_app_undefined(app, key, r.why);
        else {
            nn_app_result(app, key, v[n + i]);
            nn_app_result(app, nn_app_text(app, "%s_lo", key), v[2 * n + i]);
            nn_app_result(app, nn_app_text(app, "%s_hi", key), v[3 * n + i]);
            nn_app_result_text(app, nn_app_text(app, "k_sparse_columns_%zu", k), list);
        }
        fitted_free(&f);
        score_free(&r);
    }
    if (s == NN_OK) {
        memset(&plot, 0, sizeof plot);
        memset(&se, 0, sizeof se);
        se.label = nn_app_text(app, "%s, 95 %% band", p->concept ? "accuracy" : "R2");
        se.x = v;
        se.y = v + n;
        se.lo = v + 2 * n;
        se.hi = v + 3 * n;
        se.n = n;
        se.points = 1;
        plot.kind = NN_PLOT_LINE;
        plot.title = "Score against the number of columns";
        plot.x_label = "columns that the probe may use";
        plot.y_label = p->concept ? "accuracy" : "R2";
        plot.series = &se;
        plot.n_series = 1;
        nn_report_plot(rep, &plot, "k_sparse");
        nn_report_table(rep, "k-sparse probes", cols, COLS, cells, n);
    }
    free(v);
    free(cells);
    return s;
}
/* --steering-by means: mean of class c less the mean of the other rows (two classes: the second less
 * the first); of a feature: of its active rows less the others. w [m,d], m of them. */
static nn_status steer_by_means(double *w, size_t m, const probing *p, const char *path, nn_error *e)
{
    const size_t n = p->n, d = p->k;
    size_t i, j, t;
    double in[2];
    for (t = 0; t < m; t++) {
        double *row = w + t * d;
        const int64_t code = (int64_t)(m == 1 ? 1 : t);
        in[0] = in[1] = 0.0;
        for (i = 0; i < n; i++)
            in[p->concept ? nn_i64(&p->codes)[i] == code : nn_f64(&p->y)[i * m + t] != 0.0] += 1.0;
        if (in[0] == 0.0 || in[1] == 0.0)
            return fail(e, NN_E_ARG, "%s: --steering-by means needs rows of two kinds: there are %g "
                                     "active of %zu", path, in[1], n);
        for (j = 0; j < d; j++) row[j] = 0.0;
        for (i = 0; i < n; i++) {
            const int is = p->concept ? nn_i64(&p->codes)[i] == code : nn_f64(&p->y)[i * m + t] != 0.0;
            const double *x = nn_f64(&p->x) + i * d;
            for (j = 0; j < d; j++) row[j] += is ? x[j] / in[1] : -x[j] / in[0];
        }
    }
    return NN_OK;
}
/* --steering-by normal: the gradient of the probe's score, z = C (x - mean) / scale undone. */
static nn_status steer_by_normal(double *w, size_t m, const fitted *f, size_t d, nn_error *e)
{
    const size_t used = f->lin.n_features;
    size_t t, j, i;
    double *coef = (double *)need(calloc(m * used, sizeof *coef));
    const double *have = nn_f64(&f->lin.coef);
    nn_status s = NN_OK;
    memcpy(coef, have, m * used * sizeof *coef);
    if (f->probe == PROBE_MEANS)         /* its scores share |x|^2: what tells classes apart is left */
        for (t = 0; t < m; t++)
            for (j = 0; j < used; j++) {
                double rest = 0.0;
                for (i = 0; i < f->n_out; i++)
                    if (m == 1 ? i == 0 : i != t) rest += have[i * used + j];
                coef[t * used + j] = have[(m == 1 ? 1 : t) * used + j] -
                                     rest / (double)(f->n_out - 1);
            }
    if (f->has_pca)
        s = nn_gemm_f64(m, d, used, 1.0, coef, used, 0, nn_f64(&f->pca.components), d, 0, 0.0, w, d,
                        1, e);
    else memcpy(w, coef, m * d * sizeof *w);
    for (t = 0; s == NN_OK && t < m; t++)
        for (j = 0; j < d; j++) {
            double scale = 1.0;
            if (f->kind == NORM_STANDARDIZE) scale = nn_f64(&f->sc.scale)[j];
            else if (f->kind == NORM_MINMAX) scale = nn_f64(&f->sc.max)[j] - nn_f64(&f->sc.min)[j];
            w[t * d + j] /= scale != 0.0 ? scale : 1.0;
        }
    free(coef);
    return s;
}
/* What a direction needs to be used: its length and where the rows of each class lie along it. */
static nn_status save_steering(nn_app *app, const opts *o, const probing *p, const fitted *f,
                               const char *path, nn_error *e)
{
    const size_t n = p->n, d = p->k, m = p->concept ? (p->n_classes == 2 ? 1 : p->n_classes) : p->m,
                 c = p->concept ? p->n_classes : 1;
    nn_dict dict = NN_ZERO;
    nn_tensor w = NN_ZERO, unit = NN_ZERO, mean = NN_ZERO, sd = NN_ZERO;
    double *count = (double *)need(calloc(c, sizeof *count));
    size_t i, t, k;
    nn_status s = NN_OK;
    if (p->components)
        s = fail(e, NN_E_ARG, "%s: x holds the components of a PCA: build with --raw to steer", path);
    else if (o->steering_by && f->probe == PROBE_MLP)
        s = fail(e, NN_E_ARG, "--steering-by normal: an mlp has no single direction: use means");
    if (s == NN_OK) s = nn_tensor_make2(&w, NN_F64, m, d, NULL, e);
    if (s == NN_OK) s = nn_tensor_make2(&mean, NN_F64, m, c, NULL, e);
    if (s == NN_OK) s = nn_tensor_make2(&sd, NN_F64, m, c, NULL, e);
    if (s == NN_OK)
        s = o->steering_by ? steer_by_normal(nn_f64(&w), m, f, d, e) :
                             steer_by_means(nn_f64(&w), m, p, path, e);
    if (s == NN_OK) s = nn_tensor_copy(&unit, &w, NULL, e);
    for (i = 0; i < n; i++) count[p->concept ? nn_i64(&p->codes)[i] : 0] += 1.0;
    for (t = 0; s == NN_OK && t < m; t++) {
        double *u = nn_f64(&unit) + t * d, *at = nn_f64(&mean) + t * c, *off = nn_f64(&sd) + t * c;
        const double length = sqrt(nn_dot_f64(u, u, d));
        for (k = 0; k < d; k++) u[k] /= length > 0.0 ? length : 1.0;
        for (i = 0; i < n; i++) {
            k = p->concept ? (size_t)nn_i64(&p->codes)[i] : 0;
            at[k] += nn_dot_f64(u, nn_f64(&p->x) + i * d, d) / count[k];
        }
        for (i = 0; i < n; i++) {
            k = p->concept ? (size_t)nn_i64(&p->codes)[i] : 0;
            const double away = nn_dot_f64(u, nn_f64(&p->x) + i * d, d) - at[k];
            off[k] += away * away / count[k];
        }
        for (k = 0; k < c; k++) off[k] = sqrt(off[k]);
        nn_app_result(app, m == 1 ? "steering_length" : nn_app_text(app, "steering_length_%zu", t), length);
    }
    if (s == NN_OK) s = put_copy(&dict, "direction", &w, e);
    if (s == NN_OK) s = put_copy(&dict, "unit", &unit, e);
    if (s == NN_OK) s = put_copy(&dict, "projection_mean", &mean, e);
    if (s == NN_OK) s = put_copy(&dict, "projection_sd", &sd, e);
    if (s == NN_OK) s = put_text(&dict, "steering_by", o->steering_by ? "normal" : "means", e);
    if (s == NN_OK && p->concept) s = put_copy(&dict, "classes", &p->classes, e);
    for (i = 0; s == NN_OK && i < sizeof kept_keys / sizeof *kept_keys; i++) {
        const nn_tensor *v = nn_dict_get(&p->d, kept_keys[i]);
        if (v) s = put_copy(&dict, kept_keys[i], v, e);
    }
    if (s == NN_OK) s = nn_npz_write(o->steering, &dict, 0, NULL, e);
    if (s == NN_OK) nn_app_wrote(app, o->steering);
    free(count);
    nn_dict_free(&dict);
    nn_tensor_free(&w);
    nn_tensor_free(&unit);
    nn_tensor_free(&mean);
    nn_tensor_free(&sd);
    return s;
}
/* --erase: the same rows without what a linear probe could read (nn_leace), unscaled. */
static nn_status save_erased(nn_app *app, const opts *o, const probing *p, const char *path, nn_error *e)
{
    static const char *const stale[] = { "norm_", "pca_", "meta_method", "meta_normalization",
                                         "meta_mean", "meta_std", "meta_min", "meta_max" };
    const size_t n = p->n, k = p->concept ? p->n_classes : p->m;
    nn_dict d = NN_ZERO;
    nn_tensor z = NN_ZERO, x = NN_ZERO, zs = NN_ZERO, out = NN_ZERO, rows = NN_ZERO;
    nn_leace m = NN_ZERO;
    size_t i, j, fitted_on = 0;
    nn_status s;
    if (p->components)
        return fail(e, NN_E_ARG, "%s: x holds the components of a PCA: build with --raw to erase", path);
    s = nn_tensor_make2(&z, NN_F64, n, k, NULL, e);
    for (i = 0; s == NN_OK && i < n; i++)
        for (j = 0; j < k; j++)
            nn_f64(&z)[i * k + j] = p->concept ? (double)(nn_i64(&p->codes)[i] == (int64_t)j) :
                                                 nn_f64(&p->y)[i * k + j];
    for (i = 0; i < n; i++) fitted_on += !p->split.data || nn_i64(&p->split)[i] == 1;
    if (s == NN_OK) s = nn_tensor_make1(&rows, NN_I64, fitted_on, NULL, e);
    for (i = 0, j = 0; s == NN_OK && i < n; i++)
        if (!p->split.data || nn_i64(&p->split)[i] == 1) nn_i64(&rows)[j++] = (int64_t)i;
    if (s == NN_OK) s = nn_gather_rows(&x, &p->x, &rows, NULL, e);
    if (s == NN_OK) s = nn_gather_rows(&zs, &z, &rows, NULL, e);
    if (s == NN_OK) s = nn_leace_fit(&m, &x, &zs, 0.0, NULL, e);
    nn_tensor_free(&x);
    if (s == NN_OK) s = nn_tensor_copy(&x, &p->x, NULL, e);
    if (s == NN_OK) s = nn_leace_apply(&m, &x, e);
    if (s == NN_OK) s = nn_tensor_convert(&out, &x, NN_F32, NULL, e);
    if (s == NN_OK) s = put_copy(&d, "X", &out, e);
    for (i = 0; s == NN_OK && i < p->d.count; i++) {
        const char *name = p->d.items[i].name;
        for (j = 0; j < sizeof stale / sizeof *stale; j++)
            if (strncmp(name, stale[j], strlen(stale[j])) == 0) break;
        if (j == sizeof stale / sizeof *stale) s = put_copy(&d, name, &p->d.items[i].value, e);
    }
    if (s == NN_OK) s = put_text(&d, "norm_method", "none", e);
    if (s == NN_OK) s = put_copy(&d, "leace_mean", &m.mean, e);
    if (s == NN_OK && m.rank) s = put_copy(&d, "leace_left", &m.left, e);
    if (s == NN_OK && m.rank) s = put_copy(&d, "leace_right", &m.right, e);
    if (s == NN_OK) s = put_i64(&d, "leace_rank", (int64_t)m.rank, e);
    if (s == NN_OK) s = put_i64(&d, "leace_rows_rank", (int64_t)m.rows_rank, e);
    if (s == NN_OK) s = put_f64(&d, "leace_tolerance", m.tolerance, e);
    if (s == NN_OK) s = nn_npz_write(o->erase, &d, 0, NULL, e);
    if (s == NN_OK) {
        nn_app_wrote(app, o->erase);
        nn_app_count(app, "erased_directions", m.rank);
        nn_app_count(app, "erased_of_rank", m.rows_rank);
        nn_app_result(app, "erased_rank_tolerance", m.tolerance);
    }
    nn_leace_free(&m);
    nn_tensor_free(&rows);
    nn_tensor_free(&x);
    nn_tensor_free(&z);
    nn_tensor_free(&zs);
    nn_tensor_free(&out);
    nn_dict_free(&d);
    return s;
}
/* denormalise: X_raw where it is stored, else X with the stored scaling undone; no norm_* stays. */
static int cmd_raw(nn_app *app, opts *o)
{
    static const char *const stale[] = { "norm_", "pca_", "meta_method", "meta_normalization",
                                         "meta_mean", "meta_std", "meta_min", "meta_max" };
    const char *path = app->args[0];
    nn_error e = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_tensor x = NN_ZERO;
    probing p;
    size_t i, j;
    nn_status s;
    memset(&p, 0, sizeof p);
    if (!o->output) return nn_app_usage(app, "denormalise: expected --output, a file to make");
    s = probing_read(&p, o, path, &e);
    if (s == NN_OK && p.components)
        s = fail(&e, NN_E_ARG, "%s: x holds the components of a PCA: the columns are not there; build "
                               "with --raw", path);
    if (s == NN_OK) s = nn_app_file_open(app, o->output, &e);
    if (s == NN_OK) s = nn_tensor_convert(&x, &p.x, NN_F32, NULL, &e);
    if (s == NN_OK) s = put_copy(&d, "X", &x, &e);
    for (i = 0; s == NN_OK && i < p.d.count; i++) {
        const char *name = p.d.items[i].name;
        for (j = 0; j < sizeof stale / sizeof *stale; j++)
            if (strncmp(name, stale[j], strlen(stale[j])) == 0) break;
        if (j == sizeof stale / sizeof *stale) s = put_copy(&d, name, &p.d.items[i].value, &e);
    }
    if (s == NN_OK) s = put_text(&d, "norm_method", "none", &e);
    if (s == NN_OK) s = nn_npz_write(o->output, &d, 0, NULL, &e);
    if (s == NN_OK) {
        nn_app_say(app, "%s: X is what it was before scaling", o->output);
        nn_app_result_text(app, "output", o->output);
        nn_app_count(app, "rows", p.n);
        nn_app_count(app, "columns", p.k);
    }
    nn_tensor_free(&x);
    nn_dict_free(&d);
    probing_free(&p);
    return finish(app, s == NN_E_STOPPED && app->dry_run ? NN_OK : s, &e);
}
static int cmd_probe(nn_app *app, opts *o)
{
    const char *path = app->args[0], *dir, *stem;
    nn_error e = NN_ZERO;
    probing p;
    part all;
    score r;
    fitted f;
    nn_progress bar;
    nn_report rep;
    double step = 0, penalty = o->penalty;
    nn_status s;
    size_t i, j, c;
    int fits;
    if (app->dry_run) return finish(app, plan_probe(app, o, &e), &e);
    memset(&p, 0, sizeof p);
    memset(&r, 0, sizeof r);
    memset(&f, 0, sizeof f);
    s = probing_read(&p, o, path, &e);
    if (s == NN_OK) s = probe_allowed(app, o, &p, path, &e);
    if (s == NN_OK) s = probing_types(app, &p, o, path, &e);
    split_path(app, path, &dir, &stem);
    fits = !p.concept || p.n_classes > 1;
    if (s == NN_OK && (o->save || o->steering || o->erase || o->k_sparse.n) && !fits)
        s = fail(&e, NN_E_ARG, "%s: constant target: there is no probe to save", path);
    for (i = 0; s == NN_OK && i < o->k_sparse.n; i++)
        if ((size_t)o->k_sparse.v[i] > (p.pca ? p.pca : p.k))
            s = nn_app_misuse(app, &e, "--k-sparse: %" PRId64 " columns of %zu", o->k_sparse.v[i],
                              p.pca ? p.pca : p.k);
    if (s == NN_OK) s = nn_app_input(app, path, 0, &e);
    if (s == NN_OK && o->types) s = input_files(app, o->types, &e);
    if (s == NN_OK) s = nn_app_out_open(app, stem, &e);
    c = p.concept ? p.n_classes : p.m;
    nn_progress_begin(&bar, app, "folds", (double)o->seeds, "seeds");
    if (s == NN_OK) s = score_run(&r, o, &p, app->n_threads, &bar, &step, &e);
    nn_progress_end(&bar);
    if (s == NN_OK && o->tune && fits) s = tune_all(&penalty, o, &p, &e);
    all = whole_set(&p);
    if (s == NN_OK && fits) s = fit(&f, o, &p, &all, penalty, o->fold_seed, &e);
    if (s == NN_OK && o->save) s = save_probe(app, o, &p, &f, &e);
    if (s == NN_OK && o->erase) s = save_erased(app, o, &p, path, &e);
    if (s == NN_OK && o->steering) s = save_steering(app, o, &p, &f, path, &e);
    if (s == NN_OK) {
        nn_app_result_text(app, "probe", probe_names[probe_kind(o, &p)]);
        nn_app_count(app, "rows", p.n);
        if (o->stored_split) nn_app_count(app, "rows_tested", r.n);
        if (p.grouped) nn_app_count(app, "sentences", p.n_groups);
        nn_report_begin(&rep, app, nn_app_text(app, "Probe of %s", stem), procedure(app, o, &p, &r));
        show_score(app, &rep, &p, &r);
        if (probe_kind(o, &p) == PROBE_LOGISTIC || probe_kind(o, &p) == PROBE_RIDGE)
            nn_app_result(app, "penalty", penalty);
        if (p.concept) {
            nn_plot h;
            nn_series one;
            const char **names = (const char **)need(malloc(c * sizeof *names));
            double *v = (double *)need(malloc(c * c * sizeof *v)),
                   *cnt = (double *)need(calloc(c, sizeof *cnt));
            for (i = 0; i < c; i++) names[i] = label_name(app, &p, i);
            for (i = 0; r.cm && i < c * c; i++) v[i] = (double)r.cm[i];
            for (i = 0; i < p.n; i++) cnt[nn_i64(&p.codes)[i]]++;
            memset(&h, 0, sizeof h);
            h.kind = NN_PLOT_HEAT;
            h.title = "Confusion matrix";
            h.x_label = "predicted";
            h.y_label = "label";
            h.cells = v;
            h.rows = names;
            h.n_rows = c;
            h.categories = names;
            h.n_categories = c;
            h.format = "%.0f";
            if (c > 12) { h.width = 900; h.height = 800; }
            if (r.cm) nn_report_plot(&rep, &h, "confusion");
            memset(&h, 0, sizeof h);
            memset(&one, 0, sizeof one);
            one.y = cnt;  one.n = c;
            h.kind = NN_PLOT_BAR;
            h.title = "Class balance";
            h.x_label = "label";
            h.y_label = "rows";
            h.zero_y = 1;
            h.series = &one;
            h.n_series = 1;
            h.categories = names;
            h.n_categories = c;
            nn_report_plot(&rep, &h, "class_balance");
            calibration_plot(app, &rep, &r);
            if (r.cm) wrong_table(app, &rep, &p, &r, names);
            free(names);
            free(v);
            free(cnt);
        } else if (!r.why[0]) {
            nn_plot h;
            nn_series one;
            const score *shown = &r;
            double *x = (double *)need(malloc(p.n * sizeof *x)),
                   *y = (double *)need(malloc(p.n * sizeof *y));
            for (i = 0; r.each && i < c; i++)         /* the target that is read best */
                if (!r.each[i].why[0] &&
                    (shown == &r || r.each[i].fig[FIG_MAIN].mean > shown->fig[FIG_MAIN].mean))
                    shown = &r.each[i];
            for (i = 0; i < r.n; i++) { x[i] = shown->target[i]; y[i] = shown->out[i]; }
            memset(&h, 0, sizeof h);
            memset(&one, 0, sizeof one);
            one.x = x;
            one.y = y;
            one.n = r.n;
            h.kind = NN_PLOT_SCATTER;
            h.title = r.each ? nn_app_text(app, "Held-out predictions of %s",
                                           target_name(app, &p, shown->at)) :
                               "Held-out predictions";
            h.x_label = "activation";
            h.y_label = "predicted";
            h.series = &one;
            h.n_series = 1;
            nn_report_plot(&rep, &h, "predictions");
            free(x);
            free(y);
        }
        /* what the probe looks at: largest weights on scaled columns */
        if (fits && f.probe != PROBE_MLP) {
            size_t k = f.lin.n_features, rows = f.lin.n_outputs, top = k < 10 ? k : 10, at = 0;
            static const char *const cols[] = { "output", "column", "weight" };
            const char **cells = (const char **)need(malloc((rows * top * 3 + 1) * sizeof *cells));
            unsigned char *used = (unsigned char *)need(malloc(k));
            for (i = 0; i < rows; i++) {
                const double *w = nn_f64(&f.lin.coef) + i * k;
                size_t t;
                memset(used, 0, k);
                for (t = 0; t < top; t++, at++) {
                    size_t b = k;
                    for (j = 0; j < k; j++) if (!used[j] && (b == k || fabs(w[j]) > fabs(w[b]))) b = j;
                    used[b] = 1;
                    cells[at * 3] = p.concept ? label_name(app, &p, rows == 1 ? 1 : i) :
                                                nn_app_text(app, "%zu", i);
                    cells[at * 3 + 1] = nn_app_text(app, "%zu", b);
                    cells[at * 3 + 2] = nn_app_text(app, "%.5f", w[b]);
                }
            }
            nn_report_table(&rep, "Top probe directions", cols, 3, cells, at);
            free(cells);
            free(used);
        }
        if (o->k_sparse.n) s = sparse_curve(app, &rep, o, &p, penalty, &e);
        nn_report_file(&rep, path, "the data set");
        if (s != NN_OK) nn_report_drop(&rep);
        else s = nn_report_end(&rep, nn_app_path(app, "%s_report.html", stem), &e);
    }
    fitted_free(&f);
    score_free(&r);
    probing_free(&p);
    return finish(app, s, &e);
}
/* ---- apply: a saved probe on other rows ------------------------------------------------------------- */
/* An array of a probe's file in double, of that many elements. */
static nn_status probe_part(nn_tensor *t, const nn_dict *d, const char *key, size_t rows, size_t cols,
                            const char *path, nn_error *e)
{
    const nn_tensor *v = nn_dict_get(d, key);
    if (!v || v->dtype > NN_BOOL || v->ndim < 1 || v->ndim > 2 || v->shape[0] != rows ||
        nn_tensor_count(v) != rows * cols)
        return fail(e, NN_E_FORMAT, "%s: %s: expected %zu x %zu numbers: not a probe of this program",
                    path, key, rows, cols);
    return nn_tensor_convert(t, v, NN_F64, NULL, e);
}
/* The network of a probe: its hidden width is in its first weight. */
static nn_status load_mlp(fitted *f, const nn_dict *d, size_t n_in, const char *path, nn_error *e)
{
    nn_mlp_desc md = NN_ZERO;
    nn_load_desc strict = NN_ZERO;
    nn_dict names = NN_ZERO, state = NN_ZERO;
    size_t i, hidden = 0;
    nn_status s = NN_OK;
    for (i = 0; !hidden && i < d->count; i++)
        if (ends(d->items[i].name, ".weight") && d->items[i].value.ndim == 2)
            hidden = d->items[i].value.shape[0];
    if (!hidden) return fail(e, NN_E_FORMAT, "%s: no weights: not a probe of this program", path);
    md.n_in = n_in;
    md.n_out = f->n_out;
    md.hidden = &hidden;
    md.n_hidden = 1;
    s = nn_mlp_create(&f->mlp, &md, e);
    if (s == NN_OK) s = nn_mlp_state(f->mlp, &names, NULL, 0, e);
    for (i = 0; s == NN_OK && i < names.count; i++) {
        const nn_tensor *t = nn_dict_get(d, names.items[i].name);
        if (t) s = put_copy(&state, names.items[i].name, t, e);
    }
    strict.strict = 1;
    if (s == NN_OK) s = nn_mlp_load(f->mlp, &state, &strict, NULL, e);
    nn_dict_free(&names);
    nn_dict_free(&state);
    return s;
}
/* A saved probe: the model in f, and in like what its data set was (classes, targets, keys, no rows). */
static nn_status load_probe(fitted *f, probing *like, const char *path, nn_error *e)
{
    nn_dict *d = &like->d;
    const nn_tensor *t, *columns;
    size_t k, used, rows;
    nn_status s = nn_npz_read(d, path, NULL, e);
    if (s != NN_OK) return s;
    for (f->probe = PROBE_LOGISTIC; f->probe <= PROBE_MEANS; f->probe++)
        if (text_is(d, "probe", probe_names[f->probe])) break;
    if (f->probe > PROBE_MEANS)
        return fail(e, NN_E_FORMAT, "%s: expected a probe that probe --save has written", path);
    columns = nn_dict_get(d, "columns");
    t = nn_dict_get(d, "classes");
    if (!columns || columns->dtype != NN_I64 || nn_tensor_count(columns) != 1 ||
        nn_i64(columns)[0] < 1 || (t && (t->dtype != NN_I64 || t->ndim != 1 || !t->shape[0])))
        return fail(e, NN_E_FORMAT, "%s: no columns or classes: save the probe again, its file is of "
                                    "an earlier version", path);
    k = like->k = (size_t)nn_i64(columns)[0];
    like->components = text_is(d, "columns_are", "components");
    like->concept = t != NULL;
    if (t) {
        like->n_classes = f->n_out = t->shape[0];
        like->m = 1;
        s = nn_tensor_copy(&like->classes, t, NULL, e);
    } else {
        t = nn_dict_get(d, "target_mean");
        if (!t || t->dtype != NN_F64 || t->ndim != 1 || !t->shape[0])
            return fail(e, NN_E_FORMAT, "%s: neither classes nor target_mean", path);
        like->m = f->n_out = t->shape[0];
    }
    if (s == NN_OK) s = scaler_stored(&f->sc, &f->kind, d, path, k, e);
    used = k;
    t = nn_dict_get(d, "pca_components");
    if (s == NN_OK && t) {
        f->has_pca = 1;
        f->pca.d = k;
        f->pca.k = used = t->shape[0];
        s = probe_part(&f->pca.components, d, "pca_components", used, k, path, e);
        if (s == NN_OK) s = probe_part(&f->pca.mean, d, "pca_mean", k, 1, path, e);
    }
    if (s != NN_OK || f->probe == PROBE_MLP) return s != NN_OK ? s : load_mlp(f, d, used, path, e);
    rows = f->probe == PROBE_LOGISTIC && f->n_out == 2 ? 1 : f->n_out;
    s = probe_part(&f->lin.coef, d, "coef", rows, used, path, e);
    if (s == NN_OK) s = probe_part(&f->lin.intercept, d, "intercept", rows, 1, path, e);
    f->lin.n_features = used;
    f->lin.n_outputs = rows;
    f->lin.n_classes = like->concept ? f->n_out : 0;
    return s;
}
/* One key of both in words; "" where it is not there. */
static const char *kept_text(nn_app *app, const nn_dict *d, const char *key)
{
    const nn_tensor *t = nn_dict_get(d, key);
    const char *list = "";
    char buf[128];
    size_t i;
    if (t && t->dtype == NN_UCS4 && nn_tensor_count(t) == 1) {
        (void)nn_tensor_text(t, 0, buf, sizeof buf);
        return nn_app_text(app, "%s", buf);
    }
    for (i = 0; t && t->dtype == NN_I64 && i < nn_tensor_count(t) && i < 64; i++)
        list = nn_app_text(app, "%s%s%" PRId64, list, i ? "," : "", nn_i64(t)[i]);
    return list;
}
/* A probe is only for rows of the same kind: columns, layers, targets. What one of the two does not
 * say (a plain matrix) is not compared. */
static nn_status probe_fits(nn_app *app, const probing *like, const probing *p, const char *path,
                            nn_error *e)
{
    static const char *const same[][2] = {
        { "meta_input_source", "source of x" }, { "meta_input_layers", "input layer" },
        { "meta_combine", "combination of layers" }, { "meta_target_layer", "target layer" },
        { "meta_target_feature", "target feature" } };
    size_t i;
    for (i = 0; i < sizeof same / sizeof *same; i++) {
        const char *a = kept_text(app, &like->d, same[i][0]), *b = kept_text(app, &p->d, same[i][0]);
        if (!*a || !*b || strcmp(a, "array") == 0 || strcmp(b, "array") == 0 || strcmp(a, b) == 0)
            continue;
        return fail(e, NN_E_ARG, "%s: %s: expected %s, for which the probe was fitted, got %s", path,
                    same[i][1], a, b);
    }
    if (like->components || p->components)
        return fail(e, NN_E_ARG,
                    "%s: x holds the components of a PCA, which another data set does not share: "
                    "build with --raw, and probe that", like->components ? app->args[0] : path);
    if (p->k != like->k)
        return fail(e, NN_E_ARG, "%s: columns: expected %zu, for which the probe was fitted, got %zu",
                    path, like->k, p->k);
    if (p->concept != like->concept || p->m != like->m)
        return fail(e, NN_E_ARG, "%s: expected %s, for which the probe was fitted, got %s", path,
                    like->concept ? "labels" : nn_app_text(app, "%zu real targets", like->m),
                    p->concept ? "labels" : nn_app_text(app, "%zu real targets", p->m));
    return NN_OK;
}
/* Labels by their words: the classes of p become those of like, which must know them all. */
static nn_status same_labels(nn_app *app, const probing *like, probing *p, const char *path, nn_error *e)
{
    const int named = nn_dict_get(&like->d, "meta_classes") != NULL;
    size_t i, k, c = p->n_classes, *to = (size_t *)need(malloc((c ? c : 1) * sizeof *to));
    nn_tensor classes = NN_ZERO;
    char a[128], b[128];
    nn_status s = NN_OK;
    for (i = 0; s == NN_OK && i < c; i++) {
        const char *list = "";
        label_text(b, sizeof b, p, i);
        for (k = 0; k < like->n_classes; k++) {
            label_text(a, sizeof a, like, k);
            if (strcmp(a, b) == 0) break;
            if (k < 20) list = nn_app_text(app, "%s%s%s", list, k ? ", " : "", a);
        }
        to[i] = k;
        if (k == like->n_classes || named != (nn_dict_get(&p->d, "meta_classes") != NULL))
            s = fail(e, NN_E_ARG, "%s: label '%s' is none of those of the probe: %s", path, b, list);
    }
    if (s == NN_OK) s = nn_tensor_copy(&classes, &like->classes, NULL, e);
    for (i = 0; s == NN_OK && i < p->n; i++)
        nn_i64(&p->codes)[i] = (int64_t)to[nn_i64(&p->codes)[i]];
    free(to);
    if (s != NN_OK) return s;
    nn_tensor_free(&p->classes);
    p->classes = classes;
    p->n_classes = like->n_classes;
    (void)nn_dict_remove(&p->d, "meta_classes");
    if (named) s = put_copy(&p->d, "meta_classes", nn_dict_get(&like->d, "meta_classes"), e);
    return s;
}
/* What a probe was fitted on, as the flags of build would say it. */
static nn_status spec_of_probe(nn_app *app, spec *sp, const probing *like, const char *path, nn_error *e)
{
    const nn_dict *d = &like->d;
    const char *layers = kept_text(app, d, "meta_input_layers"),
               *target = kept_text(app, d, "meta_target_layer"), *strategy, *v;
    nn_status s;
    strategy = kept_text(app, d, "meta_strategy");
    if (!*strategy || strcmp(strategy, "array") == 0)
        return fail(e, NN_E_ARG,
                    "%s: was fitted on a plain matrix: --input expects a data set F.npz, not a folder",
                    path);
    s = spec_set(sp, "strategy", strategy, e);
    if (s == NN_OK && *target) s = spec_set(sp, "target_layer", target, e);
    v = kept_text(app, d, "meta_target_feature");
    if (s == NN_OK && *v) s = spec_set(sp, "features", v, e);
    if (s == NN_OK && *layers && !*target) s = spec_set(sp, "layers", layers, e);
    if (s == NN_OK && *layers && *target && strcmp(layers, target) != 0)
        s = spec_set(sp, "input_layer", layers, e);
    v = kept_text(app, d, "meta_combine");
    if (s == NN_OK && *v) s = spec_set(sp, "combine", v, e);
    v = kept_text(app, d, "meta_rows");
    if (s == NN_OK && *v) s = spec_set(sp, "rows", v, e);
    return s == NN_OK ? spec_check(sp, e) : s;
}
/* The rows of a folder, made as those of the probe were. */
static nn_status probing_folder(nn_app *app, probing *p, const probing *like, const char *dir,
                                nn_error *e)
{
    spec *sp = (spec *)need(calloc(1, sizeof *sp));
    nn_probing_set set = NN_ZERO;
    nn_probing_source src = NN_ZERO;
    nn_progress bar;
    const char **paths = NULL, **names = NULL, **files = NULL;
    size_t n = 0, i;
    nn_status s = spec_of_probe(app, sp, like, app->args[0], e);
    if (s == NN_OK) s = list_sentences(app, dir, &paths, &names, &n, e);
    src.paths = paths;
    src.n_paths = n;
    src.threads = app->n_threads;
    src.progress = build_progress;
    src.user = &bar;
    nn_progress_begin(&bar, app, "reading", (double)n, "files");
    if (s == NN_OK) s = nn_probing_build(&set, &sp->d, 1, &src, e);
    nn_progress_end(&bar);
    if (s == NN_OK) {
        p->n = set.X.shape[0];
        p->k = set.X.shape[1];
        p->layer = sp->d.n_layers == 1 ? sp->layers[0] : -1;
        (void)snprintf(p->strategy, sizeof p->strategy, "%s",
                       nn_probing_strategy_name(sp->d.strategy));
        s = nn_tensor_convert(&p->x, &set.X, NN_F64, NULL, e);
    }
    if (s == NN_OK) s = probing_targets(p, &set.y, &set.sentence, dir, e);
    if (s == NN_OK) {
        files = (const char **)need(malloc(p->n * sizeof *files));
        for (i = 0; i < p->n; i++) files[i] = names[nn_i64(&set.file)[i]];
        s = put_texts(&p->d, "meta_files", files, p->n, e);
    }
    /* made by the words of the probe, the targets are the probe's too */
    for (i = 0; s == NN_OK && i < sizeof kept_keys / sizeof *kept_keys; i++) {
        const nn_tensor *t = nn_dict_get(&like->d, kept_keys[i]);
        if (t && strcmp(kept_keys[i], "meta_classes") != 0) s = put_copy(&p->d, kept_keys[i], t, e);
    }
    free(files);
    free(sp);
    nn_probing_set_free(&set);
    return s;
}
/* The figures of a fitted probe on rows that it has not seen. base [classes] or [targets]: what needs
 * no probe; NULL = not known. */
static nn_status score_unseen(score *r, const fitted *f, const probing *p, const double *base, nn_error *e)
{
    const size_t n = p->n, c = p->concept ? p->n_classes : p->m, targets = p->concept ? 1 : p->m;
    held run = NN_ZERO;
    scoring *g = (scoring *)need(calloc(targets, sizeof *g));
    size_t i, j, t;
    nn_status s;
    memset(r, 0, sizeof *r);
    run.out = (double *)need(malloc(n * c * sizeof *run.out));
    run.base = (double *)need(calloc(n * c, sizeof *run.base));
    run.fold_of = (int64_t *)need(calloc(n, sizeof *run.fold_of));
    if (targets > 1) {
        score_rows(r, p, 0);
        r->each = (score *)need(calloc(targets, sizeof *r->each));
    }
    s = apply(f, p, &p->x, run.out, e);
    for (i = 0; i < n; i++) {
        if (p->concept) run.base[i] = base ? (double)best_class(base, c) : (double)NAN;
        else for (j = 0; j < c; j++) run.base[i * c + j] = base ? base[j] : (double)NAN;
    }
    for (t = 0; t < targets; t++) {
        score *one = r->each ? &r->each[t] : r;
        scoring_begin(&g[t], one, p, t, 1);
        one->shuffled = one->chance_hi = one->p = (double)NAN;
        for (i = 1; !p->concept && i < n && one->target[i] == one->target[0]; i++) continue;
        if (!p->concept && i >= n) (void)snprintf(one->why, sizeof one->why, "constant target");
        if (s == NN_OK) s = scoring_round(&g[t], &run, 1, e);
        if (s == NN_OK) s = scoring_end(&g[t], e);
        if (one->why_auc[0])
            (void)snprintf(one->why_auc, sizeof one->why_auc, "%s",
                           p->concept ? "not every label is among the rows" :
                                        "all rows are active, or none");
    }
    if (s == NN_OK && r->each) {
        s = score_mean(r, &g[0].d[FIG_MAIN], e);
        r->shuffled = r->chance_hi = r->p = (double)NAN;
    }
    for (t = 0; t < targets; t++) scoring_free(&g[t]);
    free(g);
    free(run.out);
    free(run.base);
    free(run.fold_of);
    if (s != NN_OK) score_free(r);
    return s;
}
/* What the probe says of each row, as a table. */
static nn_status write_predictions(nn_app *app, const probing *p, const score *r, const char *path,
                                   nn_error *e)
{
    const size_t c = p->concept ? p->n_classes : p->m;
    const nn_tensor *files = nn_dict_get(&p->d, "meta_files");
    nn_writer *w = NULL;
    nn_csv_writer csv;
    nn_status s = nn_writer_open(&w, path, NULL, e);
    char text[256];
    size_t i, j;
    if (s != NN_OK) return s;
    if (files && (files->dtype != NN_UCS4 || nn_tensor_count(files) != p->n)) files = NULL;
    s = nn_csv_begin(&csv, w, 3 + (p->concept ? 2 + c : 2 * c), 0, NULL, e);
    if (s != NN_OK) {
        nn_writer_abort(w);
        return s;
    }
    nn_csv_put_str(&csv, "row");
    nn_csv_put_str(&csv, "sentence");
    nn_csv_put_str(&csv, "file");
    if (p->concept) {
        nn_csv_put_str(&csv, "label");
        nn_csv_put_str(&csv, "predicted");
        for (j = 0; j < c; j++) {
            label_text(text, sizeof text, p, j);
            nn_csv_put_str(&csv, nn_app_text(app, "p_%s", text));
        }
    } else
        for (j = 0; j < c; j++) {
            nn_csv_put_str(&csv, nn_app_text(app, "%s", target_name(app, p, j)));
            nn_csv_put_str(&csv, nn_app_text(app, "predicted_%s", target_name(app, p, j)));
        }
    for (i = 0; i < p->n; i++) {
        nn_csv_put_u64(&csv, i);
        nn_csv_put_i64(&csv, nn_i64(&p->group)[i]);
        text[0] = 0;
        if (files) (void)nn_tensor_text(files, i, text, sizeof text);
        nn_csv_put_str(&csv, text);
        if (p->concept) {
            label_text(text, sizeof text, p, (size_t)r->label[i]);
            nn_csv_put_str(&csv, text);
            label_text(text, sizeof text, p, (size_t)r->pred[i]);
            nn_csv_put_str(&csv, text);
            nn_csv_put_f64s(&csv, r->out + i * c, c);
        } else
            for (j = 0; j < c; j++) {
                const score *one = r->each ? &r->each[j] : r;
                nn_csv_put_f64(&csv, one->target[i]);
                nn_csv_put_f64(&csv, one->out[i]);
            }
    }
    s = nn_csv_end(&csv, e);
    if (s == NN_OK) s = nn_writer_commit(w, e);
    else nn_writer_abort(w);
    if (s == NN_OK) nn_app_wrote(app, path);
    return s;
}
static int cmd_apply(nn_app *app, opts *o)
{
    nn_error e = NN_ZERO;
    const char *dir, *stem, *of, *csv;
    probing like, p;
    fitted f;
    score r;
    nn_report rep;
    const nn_tensor *known;
    double *base = NULL;
    size_t i;
    nn_status s;
    memset(&like, 0, sizeof like);
    memset(&p, 0, sizeof p);
    memset(&f, 0, sizeof f);
    memset(&r, 0, sizeof r);
    if (!o->input) return nn_app_usage(app, "apply: expected --input, a folder or a data set F.npz");
    s = load_probe(&f, &like, app->args[0], &e);
    if (s == NN_OK && is_folder(o->input)) s = probing_folder(app, &p, &like, o->input, &e);
    else if (s == NN_OK) {
        opts plain = *o;
        plain.stored_split = 0;
        s = probing_read(&p, &plain, o->input, &e);
    }
    if (s == NN_OK) s = probe_fits(app, &like, &p, o->input, &e);
    if (s == NN_OK && p.concept) s = same_labels(app, &like, &p, o->input, &e);
    if (app->dry_run && s == NN_OK) {
        nn_app_count(app, "rows", p.n);
        nn_app_count(app, "columns", p.k);
        nn_app_result(app, "memory_megabytes_expected", 24.0 * (double)p.n * (double)p.k / 1e6 + 15);
        nn_app_result(app, "seconds_expected", 0.1);
    }
    if (app->dry_run || s != NN_OK) goto done;
    split_path(app, app->args[0], &dir, &of);
    split_path(app, o->input, &dir, &stem);
    stem = nn_app_text(app, "%s_on_%s", of, stem);
    s = nn_app_input(app, app->args[0], 0, &e);
    if (s == NN_OK) s = nn_app_input(app, o->input, 0, &e);
    if (s == NN_OK) s = nn_app_out_open(app, stem, &e);
    if (s != NN_OK) goto done;
    known = nn_dict_get(&like.d, like.concept ? "class_rows" : "target_mean");
    if (known && known->dtype <= NN_BOOL && nn_tensor_count(known) == f.n_out) {
        base = (double *)need(malloc(f.n_out * sizeof *base));
        for (i = 0; i < f.n_out; i++) base[i] = nn_tensor_get_f64(known, i);
    }
    s = score_unseen(&r, &f, &p, base, &e);
    if (!base) r.baseline = (double)NAN;
    csv = nn_app_path(app, "%s_predictions.csv", stem);
    if (s == NN_OK && !r.why[0]) s = write_predictions(app, &p, &r, csv, &e);
    if (s == NN_OK) {
        nn_app_result_text(app, "probe", probe_names[f.probe]);
        nn_app_count(app, "rows", p.n);
        if (p.grouped) nn_app_count(app, "sentences", p.n_groups);
        nn_report_begin(&rep, app, nn_app_text(app, "%s on %s", of, o->input),
                        nn_app_text(app, "a saved probe, judged on %zu rows of %zu sentences that it "
                                         "was not fitted on", p.n, p.n_groups));
        show_score(app, &rep, &p, &r);
        if (p.concept) {
            const char **names = (const char **)need(malloc(p.n_classes * sizeof *names));
            for (i = 0; i < p.n_classes; i++) names[i] = label_name(app, &p, i);
            calibration_plot(app, &rep, &r);
            wrong_table(app, &rep, &p, &r, names);
            free(names);
        }
        if (!r.why[0]) nn_report_file(&rep, csv, "what the probe says of each row");
        s = nn_report_end(&rep, nn_app_path(app, "%s_report.html", stem), &e);
    }
done:
    free(base);
    score_free(&r);
    fitted_free(&f);
    probing_free(&p);
    probing_free(&like);
    return finish(app, s, &e);
}
/* One data set of a comparison. */
typedef struct compared {
    const char *name;
    size_t n, k, n_groups;
    int64_t layer, place;        /* -1 = several or none; what the sets are sorted by */
    score r;
    double base;
    int64_t *token;              /* [r.n] place of the row in its sentence; NULL = rows have none */
} compared;
static int by_place(const void *x, const void *y)
{
    const compared *a = (const compared *)x, *b = (const compared *)y;
    if (a->place != b->place) return a->place < b->place ? -1 : 1;
    return natural_order(a->name, b->name);
}
static int same_rows(const score *a, const score *b)
{
    const size_t n = a->n;
    size_t t;
    if (n != b->n || a->width != b->width || memcmp(a->group, b->group, n * sizeof *a->group) != 0 ||
        memcmp(a->label, b->label, n * sizeof *a->label) != 0 ||
        memcmp(a->target, b->target, n * sizeof *a->target) != 0)
        return 0;
    for (t = 0; a->each && b->each && t < a->width; t++)
        if (memcmp(a->each[t].target, b->each[t].target, n * sizeof *a->target) != 0) return 0;
    return 1;
}
/* a less b on the same rows and folds; NaN where there is no such difference: other rows, undefined. */
static nn_status difference(nn_interval *diff, const score *a, const score *b, const opts *o,
                            int concept, nn_error *e)
{
    nn_score_desc d = NN_ZERO;
    nn_score_pair pair;
    memset(diff, 0, sizeof *diff);
    diff->mean = diff->lo = diff->hi = (double)NAN;
    if (a->why[0] || b->why[0] || !same_rows(a, b)) return NN_OK;
    d.kind = concept ? NN_SCORE_ACCURACY : NN_SCORE_R2;
    d.n = a->n;
    d.fold = o->stored_split ? NULL : a->fold;
    d.group = a->group;
    pair.value_a = a->fig[FIG_MAIN].mean;
    pair.value_b = b->fig[FIG_MAIN].mean;
    pair.influence_a = a->influence;
    pair.influence_b = b->influence;
    return nn_score_difference(diff, &pair, &d, e);
}
/* The place of each judged row in its sentence; NULL when the set holds one row of each. */
static int64_t *token_places(const probing *p, const score *r)
{
    const nn_tensor *f = nn_dict_get(&p->d, "meta_fragment_indices");
    int64_t *token;
    size_t i;
    if (!f || f->dtype != NN_I64 || nn_tensor_count(f) != p->n || !p->grouped || r->why[0] || r->each)
        return NULL;
    token = (int64_t *)need(malloc((r->n ? r->n : 1) * sizeof *token));
    for (i = 0; i < r->n; i++) token[i] = nn_i64(f)[r->row[i]];
    return token;
}
/* The score of the rows at one place of their sentences: accuracy, or R2 among them; NaN for fewer than
 * 5 rows, or equal targets. */
static double score_at(const compared *m, int64_t place, int concept)
{
    const score *r = &m->r;
    double n = 0.0, hits = 0.0, mean = 0.0, sse = 0.0, sst = 0.0;
    size_t i;
    for (i = 0; i < r->n; i++) {
        if (m->token[i] != place) continue;
        n += 1.0;
        if (concept) hits += r->pred[i] == r->label[i];
        else mean += r->target[i];
    }
    if (n < 5.0) return (double)NAN;
    if (concept) return hits / n;
    for (i = 0; i < r->n; i++)
        if (m->token[i] == place) {
            const double off = r->target[i] - mean / n, miss = r->target[i] - r->out[i];
            sst += off * off;
            sse += miss * miss;
        }
    return sst > 0.0 ? 1.0 - sse / sst : (double)NAN;
}
/* Layers x places in the sentence, where every set has rows of several places. */
static void token_map(nn_app *app, nn_report *rep, const compared *set, size_t n, int layers, int concept)
{
    enum { AT_MOST = 40 };
    const char *place[AT_MOST], **name = (const char **)need(malloc(n * sizeof *name));
    double *v = (double *)need(malloc(n * AT_MOST * sizeof *v));
    size_t i, j, width = 0;
    nn_plot plot;
    for (i = 0; i < n && set[i].token && layers; i++)
        for (j = 0; j < AT_MOST; j++) {
            v[i * AT_MOST + j] = score_at(&set[i], (int64_t)j, concept);
            if (v[i * AT_MOST + j] == v[i * AT_MOST + j] && j + 1 > width) width = j + 1;
        }
    if (i == n && width > 1) {
        for (j = 0; j < width; j++) place[j] = nn_app_text(app, "%zu", j);
        for (i = 0; i < n; i++) {
            name[i] = nn_app_text(app, "%" PRId64, set[i].layer);
            memmove(v + i * width, v + i * AT_MOST, width * sizeof *v);
            for (j = 0; j < width; j++)
                if (v[i * width + j] == v[i * width + j])
                    nn_app_keep(app, nn_app_text(app, "%s_layer_%" PRId64 "_token_%zu",
                                                 concept ? "accuracy" : "r2", set[i].layer, j),
                                v[i * width + j]);
        }
        memset(&plot, 0, sizeof plot);
        plot.kind = NN_PLOT_HEAT;
        plot.title = nn_app_text(app, "%s by layer and place", concept ? "Accuracy" : "R2");
        plot.note = "the held-out rows at each place of their sentences, 5 at least";
        plot.x_label = "place in the sentence, from 0";
        plot.y_label = "layer";
        plot.cells = v;
        plot.rows = name;
        plot.n_rows = n;
        plot.categories = place;
        plot.n_categories = width;
        if (n > 12 || width > 12) { plot.width = 900; plot.height = n > 12 ? 800 : 500; }
        nn_report_plot(rep, &plot, "layer_token");
    }
    free(name);
    free(v);
}
static int is_tie(const nn_interval *diff) { return diff->lo <= 0.0 && diff->hi >= 0.0; }
static nn_status compare_one(compared *m, nn_app *app, const opts *o, const char *path,
                             int *concept, nn_progress *bar, double *step, nn_error *e)
{
    probing p;
    const char *dir;
    nn_status s;
    memset(&p, 0, sizeof p);
    s = probing_read(&p, o, path, e);
    if (s == NN_OK) s = probe_allowed(app, o, &p, path, e);
    if (s == NN_OK && *concept >= 0 && *concept != p.concept)
        s = fail(e, NN_E_ARG,
                 "%s: has %s, the sets before it %s: they cannot stand in one table", path,
                 p.concept ? "concept labels" : "real targets",
                 *concept ? "concept labels" : "real targets");
    if (s == NN_OK) s = probing_types(app, &p, o, path, e);
    if (s == NN_OK) s = score_run(&m->r, o, &p, app->n_threads, bar, step, e);
    if (s == NN_OK) {
        *concept = p.concept;
        split_path(app, path, &dir, &m->name);
        m->n = p.n;
        m->k = p.k;
        m->n_groups = p.n_groups;
        m->layer = p.layer;
        m->base = p.concept ? m->r.baseline : 0.0;
        if (m->r.why[0]) m->base = m->r.shuffled = m->r.p = (double)NAN;
        m->token = token_places(&p, &m->r);
    }
    probing_free(&p);
    return s;
}
static const char *number(nn_app *app, double v)
{
    return v == v ? nn_app_text(app, "%.4f", v) : "undefined";
}
/* Neighbours of which no two differ, as long as they go: "layers 4 to 7 do not differ". */
static nn_status alike_runs(nn_app *app, nn_report *rep, const opts *o, const compared *set, size_t n,
                            int layers, int concept, nn_error *e)
{
    const char *list = "", *said = "";
    size_t i, j, k, last = 0;
    nn_interval diff;
    if (!layers || n < 2 || n > 200) return NN_OK;
    for (i = 0; i < n; i++) {
        for (j = i + 1; j < n; j++) {
            for (k = i; k < j; k++) {
                NN_TRY(difference(&diff, &set[k].r, &set[j].r, o, concept, e));
                if (!is_tie(&diff)) break;
            }
            if (k < j) break;
        }
        if (j - i < 2 || j <= last) continue;      /* alone, or part of the run before */
        last = j;
        list = nn_app_text(app, "%s%s%" PRId64 "-%" PRId64, list, *list ? "," : "", set[i].layer,
                           set[j - 1].layer);
        said = nn_app_text(app, "%s%s%" PRId64 " to %" PRId64, said, *said ? ", " : "", set[i].layer,
                           set[j - 1].layer);
    }
    if (*said)
        nn_report_text(rep, "Layers %s do not differ: the 95 %% interval of every paired difference among "
                       "them holds 0 (each pair by itself, not corrected for their number).", said);
    if (*list) nn_app_result_text(app, "layers_alike", list);
    return NN_OK;
}
/* Which sets score above chance: where the whole interval lies above the majority class (R2: above 0). */
static void above_chance(nn_app *app, nn_report *rep, const compared *set, size_t n, int layers, int concept)
{
    const char *list = "";
    size_t i, j, many = 0;
    for (i = 0; i < n; i = j) {
        for (j = i; j < n && set[j].r.fig[FIG_MAIN].lo > set[j].base; j++) continue;
        if (j == i) { j++; continue; }
        many += j - i;
        if (layers && j - i > 1)
            list = nn_app_text(app, "%s%s%" PRId64 "-%" PRId64, list, *list ? ", " : "", set[i].layer,
                               set[j - 1].layer);
        else for (; i < j; i++)
            list = nn_app_text(app, "%s%s%s", list, *list ? ", " : "",
                               layers ? nn_app_text(app, "%" PRId64, set[i].layer) : set[i].name);
    }
    nn_app_result_text(app, layers ? "layers_above_chance" : "above_chance", *list ? list : "none");
    nn_report_figure(rep, layers ? "layers above chance" : "above chance", *list ? list : "none",
                     nn_app_text(app, "%zu of %zu: the whole 95 %% interval lies above %s", many, n,
                                 concept ? "the majority class" : "0, the training mean"));
}
/* Each set less the one before it, and less the best. */
static nn_status difference_table(nn_app *app, nn_report *rep, const opts *o, const compared *set,
                                  size_t n, size_t best, int concept, nn_error *e)
{
    enum { COLS = 5 };
    static const char *const cols[COLS] = { "data set", "less", "difference", "95 % low", "95 % high" };
    const char **cells = (const char **)need(malloc(2 * n * COLS * sizeof *cells));
    size_t i, side, rows = 0;
    nn_interval diff;
    nn_status s = NN_OK;
    for (side = 0; side < 2; side++)
        for (i = 0; s == NN_OK && i < n; i++) {
            const size_t other = side ? best : i - 1;
            const char **row = &cells[rows * COLS], *key;
            if (side ? i == best : i == 0) continue;
            s = difference(&diff, &set[i].r, &set[other].r, o, concept, e);
            if (s != NN_OK || diff.mean != diff.mean) continue;
            key = nn_app_text(app, "difference_%s_%s", set[i].name, set[other].name);
            nn_app_keep(app, key, diff.mean);
            nn_app_keep(app, nn_app_text(app, "%s_lo", key), diff.lo);
            nn_app_keep(app, nn_app_text(app, "%s_hi", key), diff.hi);
            row[0] = set[i].name;
            row[1] = side ? nn_app_text(app, "%s (best)", set[other].name) : set[other].name;
            row[2] = number(app, diff.mean);
            row[3] = number(app, diff.lo);
            row[4] = number(app, diff.hi);
            rows++;
        }
    if (s == NN_OK && rows)
        nn_report_table(rep, "Paired differences: the same rows and folds", cols, COLS, cells, rows);
    free(cells);
    return s;
}
/* The two cells of the control task, and their figures. */
static void compared_control(nn_app *app, const char **cell, const compared *m, double accuracy)
{
    const char *key = nn_app_text(app, "selectivity_%s", m->name);
    cell[0] = cell[1] = m->r.why_control[0] ? nn_app_text(app, "undefined: %s", m->r.why_control) :
                                              "undefined";
    if (m->r.control != m->r.control) {
        if (!m->r.why[0]) nn_app_undefined(app, key, m->r.why_control);
        return;
    }
    cell[0] = number(app, m->r.control);
    cell[1] = number(app, accuracy - m->r.control);
    nn_app_keep(app, nn_app_text(app, "control_accuracy_%s", m->name), m->r.control);
    nn_app_result(app, key, accuracy - m->r.control);
}
/* The table of all sets, the plot, and which of them is best. */
static nn_status compare_report(nn_app *app, const opts *o, const compared *set, size_t n,
                                int concept, nn_error *e)
{
    enum { COLS = 12 };
    static const char *const cols[COLS] = { "data set", "score", "95 % low",  "95 % high", "shuffled",
                                            "p",        "layer", "rows",      "sentences", "columns",
                                            "control",  "selectivity" };
    const size_t n_cols = o->types ? COLS : COLS - 2;
    nn_report rep;
    nn_plot plot;
    nn_series se[4];
    nn_status s = NN_OK;
    nn_interval diff;
    size_t i, best = SIZE_MAX, n_ties = 0;
    int layers = 1;
    char buf[64];
    const char *list = "";
    double *y[7];
    const char **name = (const char **)need(malloc(n * sizeof *name)),
               **cells = (const char **)need(malloc(n * COLS * sizeof *cells));
    for (i = 0; i < 7; i++) y[i] = (double *)need(malloc(n * sizeof *y[i]));
    for (i = 0; i < n; i++) {
        const compared *m = &set[i];
        const nn_interval main = m->r.fig[FIG_MAIN];
        const char *key = nn_app_text(app, "%s_%s", concept ? "accuracy" : "r2", m->name),
                   **row = &cells[i * n_cols];
        name[i] = m->name;
        y[0][i] = (double)m->layer;
        y[1][i] = main.mean;
        y[2][i] = main.lo;
        y[3][i] = main.hi;
        y[4][i] = m->base;
        y[5][i] = m->r.shuffled;
        y[6][i] = m->r.control;
        if (m->layer < 0) layers = 0;
        row[0] = m->name;
        row[1] = m->r.why[0] ? nn_app_text(app, "undefined: %s", m->r.why) : number(app, main.mean);
        row[2] = number(app, main.lo);
        row[3] = number(app, main.hi);
        row[4] = number(app, m->r.shuffled);
        row[5] = m->r.p == m->r.p ? number(app, m->r.p) : "";
        row[6] = m->layer < 0 ? "" : nn_app_text(app, "%" PRId64, m->layer);
        row[7] = nn_app_text(app, "%zu", m->n);
        row[8] = nn_app_text(app, "%zu", m->n_groups);
        row[9] = nn_app_text(app, "%zu", m->k);
        if (o->types) compared_control(app, row + COLS - 2, m, main.mean);
        if (m->r.why[0]) nn_app_undefined(app, key, m->r.why);
        else {
            nn_app_result(app, key, main.mean);
            nn_app_keep(app, nn_app_text(app, "%s_lo", key), main.lo);
            nn_app_keep(app, nn_app_text(app, "%s_hi", key), main.hi);
            nn_app_keep(app, nn_app_text(app, "%s_shuffled", key), m->r.shuffled);
            if (m->r.p == m->r.p) nn_app_keep(app, nn_app_text(app, "%s_permutation_p", key), m->r.p);
            if (best == SIZE_MAX || main.mean > set[best].r.fig[FIG_MAIN].mean) best = i;
        }
    }
    for (i = 0; s == NN_OK && best != SIZE_MAX && i < n; i++) {
        if (i == best) continue;
        s = difference(&diff, &set[best].r, &set[i].r, o, concept, e);
        if (s != NN_OK || !is_tie(&diff)) continue;
        list = nn_app_text(app, "%s%s%s", list, n_ties ? "," : "", name[i]);
        n_ties++;
    }
    nn_report_begin(&rep, app, "Comparison of probing data sets",
                    nn_app_text(app, "%zu data sets, the first of %zu rows (%zu sentences); the same probe for "
                                     "each, %s; sets of the same rows have the same folds", n, set[0].n,
                                set[0].n_groups,
                                o->stored_split ? "fitted on split_train, judged on split_test" :
                                nn_app_text(app, "%zu-fold cross-validation, the mean of %zu seed%s",
                                            o->folds, o->seeds, o->seeds == 1 ? "" : "s")));
    above_chance(app, &rep, set, n, layers, concept);
    if (best == SIZE_MAX) {
        nn_app_undefined(app, "best", "no set has a score");
        nn_report_figure(&rep, concept ? "best accuracy" : "best R2", "undefined",
                         "no set has a score");
    } else {
        nn_app_result_text(app, "best", name[best]);
        if (n_ties) nn_app_result_text(app, "tied_with_best", list);
        (void)snprintf(buf, sizeof buf, "%.3f", set[best].r.fig[FIG_MAIN].mean);
        nn_report_figure(&rep, concept ? "best accuracy" : "best R2", buf,
                         nn_app_text(app, "%s; 95 %% interval %.3f to %.3f", name[best],
                                     set[best].r.fig[FIG_MAIN].lo, set[best].r.fig[FIG_MAIN].hi));
        (void)snprintf(buf, sizeof buf, "%zu", n_ties);
        nn_report_figure(&rep, "tied with the best", buf,
                         n_ties ? nn_app_text(app, "the interval of the difference holds 0: %s", list) :
                                  "of the sets with the same rows");
    }
    memset(&plot, 0, sizeof plot);
    memset(se, 0, sizeof se);
    se[0].label = concept ? "accuracy, 95 % band" : "R2, 95 % band";
    se[0].y = y[1];
    se[0].lo = y[2];
    se[0].hi = y[3];
    se[0].points = 1;
    se[1].label = concept ? "majority class" : "training mean";
    se[1].y = y[4];
    se[1].dashed = 1;
    se[2].label = "shuffled labels";
    se[2].y = y[5];
    se[2].dashed = 1;
    se[3].label = "control task";
    se[3].y = y[6];
    se[3].dashed = 1;
    se[0].n = se[1].n = se[2].n = se[3].n = n;
    plot.y_label = concept ? "accuracy" : "R2";
    plot.series = se;
    if (layers) {
        plot.kind = NN_PLOT_LINE;
        plot.title = "Score by layer";
        plot.x_label = "layer";
        plot.n_series = o->types ? 4 : 3;
        se[0].x = se[1].x = se[2].x = se[3].x = y[0];
    } else {
        plot.kind = NN_PLOT_BAR;
        plot.title = "Score by data set";
        plot.n_series = 1;
        plot.categories = name;
        plot.n_categories = n;
        plot.zero_y = 1;
    }
    nn_report_plot(&rep, &plot, "compare");
    token_map(app, &rep, set, n, layers, concept);
    nn_report_table(&rep, "All data sets", cols, n_cols, cells, n);
    if (s == NN_OK) s = alike_runs(app, &rep, o, set, n, layers, concept, e);
    if (s == NN_OK && best != SIZE_MAX) s = difference_table(app, &rep, o, set, n, best, concept, e);
    if (s == NN_OK) s = nn_report_end(&rep, nn_app_path(app, "compare_report.html"), e);
    else nn_report_drop(&rep);
    for (i = 0; i < 7; i++) free(y[i]);
    free(name);
    free(cells);
    return s;
}
static int cmd_compare(nn_app *app, opts *o)
{
    nn_error e = NN_ZERO;
    size_t n = app->n_args, i, j;
    nn_status s = NN_OK;
    nn_progress bar;
    double step = 0;
    int concept = -1, twice = 0;
    compared *set;
    if (app->dry_run) return finish(app, plan_probe(app, o, &e), &e);
    set = (compared *)need(calloc(n, sizeof *set));
    for (i = 0; i < n && s == NN_OK; i++) s = nn_app_input(app, app->args[i], 0, &e);
    if (s == NN_OK && o->types) s = input_files(app, o->types, &e);
    if (s == NN_OK) s = nn_app_out_open(app, "compare", &e);
    nn_progress_begin(&bar, app, "data sets", (double)(n * o->seeds), "runs");
    for (i = 0; s == NN_OK && i < n; i++)
        s = compare_one(&set[i], app, o, app->args[i], &concept, &bar, &step, &e);
    nn_progress_end(&bar);
    /* two models' a.npz: then the whole paths are the names */
    for (i = 0; s == NN_OK && i < n; i++)
        for (j = 0; j < i; j++) twice |= strcmp(set[i].name, set[j].name) == 0;
    for (i = 0; twice && i < n; i++) set[i].name = app->args[i];
    /* one set without a layer: then all stand by name */
    for (i = 0, j = 0; i < n; i++) j += set[i].layer < 0;
    for (i = 0; i < n; i++) set[i].place = j ? -1 : set[i].layer;
    if (s == NN_OK) qsort(set, n, sizeof *set, by_place);
    if (s == NN_OK) s = compare_report(app, o, set, n, concept, &e);
    for (i = 0; i < n; i++) {
        score_free(&set[i].r);
        free(set[i].token);
    }
    free(set);
    return finish(app, s, &e);
}

/* ---- matrix: fitted on one set, judged on another ------------------------------------------------- */
/* One cell: p and q have the same labels and columns. */
static nn_status matrix_cell(score *r, nn_app *app, const opts *o, const probing *p, const probing *q,
                             const score *rows_p, const score *rows_q, nn_error *e)
{
    const part all = whole_set(p);
    double penalty = o->penalty;
    fitted f;
    nn_status s = NN_OK;
    if (p == q || same_rows(rows_p, rows_q))
        return score_pair(r, o, p, q, app->n_threads, NULL, NULL, e);
    memset(&f, 0, sizeof f);
    if (o->tune) s = tune_all(&penalty, o, p, e);
    if (s == NN_OK)
        s = fit(&f, o, p, &all, penalty, o->fold_seed, e);
    if (s == NN_OK) s = score_unseen(r, &f, q, NULL, e);
    fitted_free(&f);
    return s;
}
/* Whether set b can stand beside a; its labels take the order of a's. */
static nn_status matrix_fits(nn_app *app, const probing *a, probing *b, const char *path, nn_error *e)
{
    if (a->concept != b->concept || a->m != b->m || a->components || b->components || a->k != b->k)
        return fail(e, NN_E_ARG,
                    "%s: expected %zu columns before any PCA and %s, as in %s, got %zu and %s", path,
                    a->k, a->concept ? "labels" : nn_app_text(app, "%zu real targets", a->m),
                    app->args[0], b->k,
                    b->components ? "components" : b->concept ? "labels" :
                                                   nn_app_text(app, "%zu real targets", b->m));
    if (!a->concept) return NN_OK;
    if (a->n_classes < 2 || a->n_classes != b->n_classes)
        return fail(e, NN_E_ARG, "%s: %zu labels, %s has %zu: expected the same labels, two or more",
                    path, b->n_classes, app->args[0], a->n_classes);
    return same_labels(app, a, b, path, e);
}
static nn_status matrix_report(nn_app *app, const score *cell, const char *const *name, size_t n,
                               int concept, nn_error *e)
{
    enum { COLS = 5 };
    static const char *const cols[COLS] = { "fitted on", "judged on", "score", "95 % low", "95 % high" };
    const char **cells = (const char **)need(malloc(n * n * COLS * sizeof *cells));
    double *v = (double *)need(malloc(n * n * sizeof *v));
    const char *what = concept ? "accuracy" : "r2";
    nn_report rep;
    nn_plot plot;
    size_t i, j;
    nn_status s;
    for (i = 0; i < n; i++)
        for (j = 0; j < n; j++) {
            const score *r = &cell[i * n + j];
            const nn_interval *f = &r->fig[FIG_MAIN];
            const char *key = nn_app_text(app, "%s_%s_on_%s", what, name[i], name[j]),
                       **row = &cells[(i * n + j) * COLS];
            v[i * n + j] = f->mean;
            row[0] = name[i];
            row[1] = name[j];
            row[2] = r->why[0] ? nn_app_text(app, "undefined: %s", r->why) : number(app, f->mean);
            row[3] = number(app, f->lo);
            row[4] = number(app, f->hi);
            if (r->why[0]) {
                nn_app_undefined(app, key, r->why);
                continue;
            }
            nn_app_result(app, key, f->mean);
            nn_app_result(app, nn_app_text(app, "%s_lo", key), f->lo);
            nn_app_result(app, nn_app_text(app, "%s_hi", key), f->hi);
        }
    nn_report_begin(&rep, app, "Fitted on one data set, judged on another",
                    nn_app_text(app, "%zu data sets. A set on itself, and one of the same rows on another: "
                                     "cross-validation, no row is judged by a probe that was fitted on "
                                     "it; else fitted on all rows of one and judged on all of the other",
                                n));
    memset(&plot, 0, sizeof plot);
    plot.kind = NN_PLOT_HEAT;
    plot.title = concept ? "Accuracy" : "R2";
    plot.x_label = "judged on";
    plot.y_label = "fitted on";
    plot.cells = v;
    plot.rows = plot.categories = name;
    plot.n_rows = plot.n_categories = n;
    if (n > 12) { plot.width = 900; plot.height = 800; }
    nn_report_plot(&rep, &plot, "matrix");
    nn_report_table(&rep, "All pairs", cols, COLS, cells, n * n);
    s = nn_report_end(&rep, nn_app_path(app, "matrix_report.html"), e);
    free(cells);
    free(v);
    return s;
}
static int cmd_matrix(nn_app *app, opts *o)
{
    nn_error e = NN_ZERO;
    const size_t n = app->n_args;
    probing *p = (probing *)need(calloc(n, sizeof *p));
    score *rows = (score *)need(calloc(n, sizeof *rows)),
          *cell = (score *)need(calloc(n * n, sizeof *cell));
    const char **name = (const char **)need(malloc(n * sizeof *name)), *dir;
    nn_progress bar;
    nn_status s = NN_OK;
    size_t i, j;
    int concept = 0, twice = 0;
    o->shuffles = 0;
    o->stored_split = 0;
    if (app->dry_run) {
        s = plan_probe(app, o, &e);
        goto done;
    }
    for (i = 0; s == NN_OK && i < n; i++) {
        s = probing_read(&p[i], o, app->args[i], &e);
        if (s == NN_OK) s = probe_allowed(app, o, &p[i], app->args[i], &e);
        if (s == NN_OK) s = matrix_fits(app, &p[0], &p[i], app->args[i], &e);
        if (s == NN_OK) score_rows(&rows[i], &p[i], 0);
        if (s == NN_OK) s = nn_app_input(app, app->args[i], 0, &e);
        split_path(app, app->args[i], &dir, &name[i]);
        for (j = 0; j < i; j++) twice |= strcmp(name[j], name[i]) == 0;
    }
    for (i = 0; twice && s == NN_OK && i < n; i++) name[i] = app->args[i];
    concept = p[0].concept;
    if (s == NN_OK) s = nn_app_out_open(app, "matrix", &e);
    nn_progress_begin(&bar, app, "pairs", (double)(n * n), "pairs");
    for (i = 0; s == NN_OK && i < n * n; i++) {
        s = matrix_cell(&cell[i], app, o, &p[i / n], &p[i % n], &rows[i / n], &rows[i % n], &e);
        nn_progress_step(&bar, (double)(i + 1), (double)NAN, (double)NAN);
        if (s == NN_OK && nn_app_stopped()) s = fail(&e, NN_E_STOPPED, "nothing is saved of a matrix");
    }
    nn_progress_end(&bar);
    if (s == NN_OK) s = matrix_report(app, cell, name, n, concept, &e);
done:
    for (i = 0; i < n * n; i++) score_free(&cell[i]);
    for (i = 0; i < n; i++) {
        score_free(&rows[i]);
        probing_free(&p[i]);
    }
    free(cell);
    free(rows);
    free(p);
    free(name);
    return finish(app, s, &e);
}

/* ---- synthesize
 * --------------------------------------------------------------------------------------- */
/* Normal numbers of one (sentence, member, layer): a stream of its own, so that any file can be
 * made alone. */
static void normals(double *out, size_t n, uint64_t seed, uint64_t index)
{
    nn_rng g = nn_rng_make(seed, NN_STREAM_SYNTH, index);
    nn_rng_normals(&g, out, n);
}
static nn_status put_member(nn_npz_writer *w, const char *name, nn_tensor *t, int level, nn_error *e)
{
    nn_status s = nn_npz_put(w, name, t, level, e);
    nn_tensor_free(t);
    return s;
}
/* Sentence k: labels 0..3 in turn; a random walk over the layers, so that neighbouring layers
 * resemble each other; at planted layers the
 * label's share of a fixed unit direction per layer. Feature 0..3 of each layer respond to the
 * label, the others fire at random. */
static nn_status synth_file(const char *path, const opts *o, uint64_t seed, size_t k,
                            const double *dir, const unsigned char *planted, nn_error *e)
{
    nn_rng g = nn_rng_make(seed, NN_STREAM_SYNTH, (uint64_t)k << 24);
    size_t d = o->dim, L = o->n_layers, Fn = o->n_features,
           n = (size_t)o->fragments.min +
               (size_t)nn_rng_below(&g, (uint64_t)(o->fragments.max - o->fragments.min) + 1),
           l, r, j, shape[3];
    int label = (int)(k % 4), level = o->deflate ? 1 : 0;
    nn_npz_writer *w = NULL;
    nn_tensor t = NN_ZERO;
    double *h = (double *)need(malloc(n * d * sizeof *h)), *z = (double *)need(malloc(n * d * sizeof *z));
    float *act = (float *)need(malloc(n * Fn * sizeof *act));
    unsigned char *half = (unsigned char *)need(malloc(n * d * 4));
    nn_dtype dt = o->dtype ? NN_F32 : NN_F16;
    const char *words[4] = { "I told them everything.", "I left out a detail.",
                             "I said it was not me.", "None of it was ever true." };
    nn_status s = nn_npz_create(&w, path, 0, NULL, e);
#define PUT(make, name) if (s == NN_OK) { s = make; if (s == NN_OK) s = put_member(w, name, &t, 0, e); }
    PUT(nn_tensor_scalar_text(&t, words[label], NULL, e), "sentence")
    PUT(nn_tensor_scalar_i64(&t, label, NULL, e), "concept_strength_label")
    PUT(nn_tensor_scalar_i64(&t, (int64_t)k, NULL, e), "sentence_index")
    if (s == NN_OK) {                                     /* fragments: growing pieces of the sentence */
        size_t len = strlen(words[label]);
        s = nn_tensor_make_text(&t, NN_UCS4, len, 1, &n, NULL, e);
        for (r = 0; s == NN_OK && r < n; r++)
            for (j = 0; j < len * (r + 1) / n; j++)
                ((uint32_t *)t.data)[r * len + j] = (uint32_t)(unsigned char)words[label][j];
        if (s == NN_OK) s = put_member(w, "fragments", &t, level, e);
    }
    if (s == NN_OK) s = nn_tensor_make1(&t, NN_I64, n, NULL, e);
    for (r = 0; s == NN_OK && r < n; r++) nn_i64(&t)[r] = (int64_t)r;
    if (s == NN_OK) s = put_member(w, "token_positions", &t, 0, e);
    if (s == NN_OK) s = nn_tensor_make1(&t, NN_I64, n, NULL, e);
    for (r = 0; s == NN_OK && r < n; r++) nn_i64(&t)[r] = (int64_t)r + 1;
    if (s == NN_OK) s = put_member(w, "fragment_lengths", &t, 0, e);
    if (s == NN_OK) s = nn_tensor_make1(&t, NN_BOOL, n, NULL, e);
    if (s == NN_OK) { nn_u8(&t)[n - 1] = 1; s = put_member(w, "is_final_token", &t, 0, e); }
    normals(h, n * d, seed, ((uint64_t)k << 24) + 1);
    shape[0] = L;
    shape[1] = n;
    shape[2] = d;
#define AS_STORED(src)                                 \
    for (j = 0; j < n * d; j++) {                      \
        float v = (float)(src)[j];                     \
        uint16_t b = nn_f32_to_f16(v);                 \
        if (dt == NN_F32) memcpy(half + 4 * j, &v, 4); \
        else memcpy(half + 2 * j, &b, 2);              \
    }
    if (s == NN_OK) s = nn_npz_begin(w, "embeddings", dt, 2, shape + 1, level, e);
    if (s == NN_OK) { AS_STORED(h) s = nn_npz_rows(w, half, n * d * (dt == NN_F32 ? 4u : 2u), e); }
    if (s == NN_OK) s = nn_npz_end(w, e);
    if (s == NN_OK) s = nn_npz_begin(w, "hidden_states", dt, 3, shape, level, e);
    for (l = 0; s == NN_OK && l < L; l++) {
        normals(z, n * d, seed, ((uint64_t)k << 24) + 2 + l);
        for (j = 0; j < n * d; j++) h[j] = 0.8 * h[j] + 0.6 * z[j];       /* unit variance at every layer */
        memcpy(z, h, n * d * sizeof *z);
        if (planted[l])
            for (r = 0; r < n; r++)
                for (j = 0; j < d; j++)
                    z[r * d + j] += ((double)label - 1.5) * o->strength *
                                    ((double)(r + 1) / (double)n) * dir[l * d + j];
        AS_STORED(z)
        s = nn_npz_rows(w, half, n * d * (dt == NN_F32 ? 4u : 2u), e);
    }
    if (s == NN_OK) s = nn_npz_end(w, e);
    shape[2] = Fn;
    if (s == NN_OK) s = nn_npz_begin(w, "activations", NN_F32, 3, shape, level, e);
    for (l = 0; s == NN_OK && l < L; l++) {
        nn_rng a = nn_rng_make(seed, NN_STREAM_SYNTH, ((uint64_t)k << 24) + 0x800000u + l);
        memset(act, 0, n * Fn * sizeof *act);
        for (r = 0; r < n; r++) {
            size_t fires = (size_t)(o->active * (double)Fn);
            for (j = 0; j < fires; j++) {
                size_t at = (size_t)nn_rng_below(&a, Fn);
                act[r * Fn + at] = (float)(-2.0 * nn_log(1.0 - nn_rng_f64(&a)));
            }
            for (j = 0; j < 4; j++)
                act[r * Fn + j] =
                    planted[l] && label >= (int)j ? 1.0f + (float)label + nn_rng_f32(&a) : 0.0f;
        }
        s = nn_npz_rows(w, act, n * Fn * sizeof *act, e);
    }
    if (s == NN_OK) s = nn_npz_end(w, e);
    if (s == NN_OK) s = nn_tensor_make1(&t, NN_I64, L, NULL, e);
    for (l = 0; s == NN_OK && l < L; l++) nn_i64(&t)[l] = (int64_t)l;
    if (s == NN_OK) s = put_member(w, "layers", &t, 0, e);
    if (s == NN_OK) s = nn_tensor_make1(&t, NN_I64, L, NULL, e);
    for (l = 0; s == NN_OK && l < L; l++) nn_i64(&t)[l] = (int64_t)(o->active * (double)Fn + 0.5);
    if (s == NN_OK) s = put_member(w, "average_l0s", &t, 0, e);
    PUT(nn_tensor_scalar_i64(&t, (int64_t)Fn, NULL, e), "num_features")
    PUT(nn_tensor_scalar_i64(&t, (int64_t)d, NULL, e), "hidden_dim")
#undef PUT
#undef AS_STORED
    nn_tensor_free(&t);
    if (s == NN_OK) s = nn_npz_commit(w, e);
    else nn_npz_abort(w);
    free(h);
    free(z);
    free(act);
    free(half);
    return s;
}
typedef struct synth_job {
    const opts *o;
    nn_app *app;
    const char **paths;
    const double *dir;
    const unsigned char *planted;
    nn_progress *bar;
    size_t done;
} synth_job;
static nn_status synth_one(size_t i, void *user, nn_error *e)
{
    synth_job *j = (synth_job *)user;
    nn_status s;
    if (nn_app_stopped()) return fail(e, NN_E_STOPPED, "stopped");
    if (j->app->resume && nn_file_exists(j->paths[i], NULL)) return NN_OK;
    s = synth_file(j->paths[i], j->o, j->app->seed, i, j->dir, j->planted, e);
    NN_OMP(critical(synth))
    { j->done++; nn_progress_step(j->bar, (double)j->done, (double)NAN, (double)NAN); }
    return s;
}
static int cmd_synth(nn_app *app, opts *o)
{
    nn_error e = NN_ZERO;
    synth_job j;
    nn_progress bar;
    unsigned char *planted = (unsigned char *)need(calloc(o->n_layers, 1));
    double *dir = (double *)need(malloc(o->n_layers * o->dim * sizeof *dir));
    int64_t list[4096];
    size_t n = 0, i, k;
    nn_status s = NN_OK;
    if (o->planted && *o->planted) s = nn_layers_parse(list, 4096, &n, o->planted, &e);
    else for (i = o->n_layers / 3; i < (2 * o->n_layers + 2) / 3; i++) list[n++] = (int64_t)i;
    for (i = 0; s == NN_OK && i < n; i++) {
        if ((size_t)list[i] >= o->n_layers)
            s = fail(&e, NN_E_ARG,
                     "--planted: layer %" PRId64 " is out of range: there are %zu, numbered from 0",
                     list[i], o->n_layers);
        else planted[list[i]] = 1;
    }
    if (s != NN_OK) { free(planted); free(dir); return nn_app_usage(app, "%s", e.msg); }
    /* by the size of its arrays, and what they cost where this was written */
    if (app->dry_run) {
        double rows = 0.5 * (double)(o->fragments.min + o->fragments.max) * (double)o->sentences,
               l = (double)o->n_layers, wide = rows * (l + 1) * (double)o->dim,
               act = rows * l * (double)o->n_features;
        free(planted);
        free(dir);
        nn_app_count(app, "files", o->sentences);
        /* before --deflate */
        nn_app_result(app, "megabytes_expected", (wide * (o->dtype ? 4 : 2) + act * 4) / 1e6);
        nn_app_result(app, "memory_megabytes_expected",
                      4 +
                          8e-6 * (double)app->n_threads * (double)o->fragments.max *
                              (3 * (double)o->dim + 0.5 * (double)o->n_features) +
                          8e-6 * l * (double)o->dim);
        nn_app_result(app, "seconds_expected",
                      (wide * 20e-9 + act * (o->deflate ? 8e-9 : 3e-9)) /
                              (double)(app->n_threads > 0 ? app->n_threads : 1) +
                          0.005 * (double)o->sentences);
        return nn_app_finish(app, NULL);
    }
    for (i = 0; i < o->n_layers; i++) {                   /* one unit direction per layer */
        double norm;
        normals(dir + i * o->dim, o->dim, app->seed, ((uint64_t)1 << 63) + i);
        norm = sqrt(nn_dot_f64(dir + i * o->dim, dir + i * o->dim, o->dim));
        for (k = 0; k < o->dim; k++) dir[i * o->dim + k] /= norm > 0 ? norm : 1;
    }
    nn_app_owns(app, "sentence_", ".npz");
    s = nn_app_out_open(app, "", &e);
    memset(&j, 0, sizeof j);
    j.o = o;
    j.app = app;
    j.dir = dir;
    j.planted = planted;
    j.bar = &bar;
    j.paths = (const char **)need(malloc(o->sentences * sizeof *j.paths));
    for (i = 0; i < o->sentences; i++) j.paths[i] = nn_app_path(app, "sentence_%06zu.npz", i);
    nn_progress_begin(&bar, app, "writing", (double)o->sentences, "files");
    if (s == NN_OK) s = nn_population_run(o->sentences, synth_one, &j, app->n_threads, &e);
    nn_progress_end(&bar);
    nn_app_next(app,
                "probe_data --strategy hidden-to-concept --input %s --layers 0-%zu --output F.npz",
                app->out, o->n_layers - 1);
    if (s == NN_E_STOPPED) (void)fail(&e, s, "%zu of %zu files are written", j.done, o->sentences);
    if (s == NN_OK) {
        nn_app_count(app, "sentences", o->sentences);
        nn_app_count(app, "layers", o->n_layers);
        nn_app_count(app, "planted_layers", n);
    }
    free(j.paths);
    free(planted);
    free(dir);
    return finish(app, s, &e);
}

/* A config file that lists data sets is a library: it is read by cmd_build, not by the option table. */
static int is_library(const char *path)
{
    nn_json *root = NULL;
    nn_arena a = NN_ZERO;
    int yes = nn_yaml_read(&root, &a, path, NULL, NULL, NULL) == NN_OK &&
              nn_json_get(root, "datasets") != NULL;
    nn_arena_free(&a);
    return yes;
}
int main(int argc, char **argv)
{
    static nn_app app;
    opts o;
    int rc, i, n = 0, bare = argc < 2 || argv[1][0] == '-';
    char **args = (char **)need(malloc(((size_t)argc + 3) * sizeof *args));
    static char word_build[] = "build", word_library[] = "--library", word_help[] = "--help";
    args[n++] = argv[0];
    if (bare && !(argc >= 2 && (strcmp(argv[1], "--version") == 0 ||
                                strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))) {
        if (argc < 2) { args[n++] = word_help; }
        else args[n++] = word_build;
    }
    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc && is_library(argv[i + 1]))
            args[n++] = word_library;
        else args[n++] = argv[i];
    }
    args[n] = NULL;
    rc = nn_app_begin(&app, &program, &o, n, args);
    if (rc < 0) switch (app.command) {
        case CMD_PROBE:   rc = cmd_probe(&app, &o); break;
        case CMD_COMPARE: rc = cmd_compare(&app, &o); break;
        case CMD_SYNTH:   rc = cmd_synth(&app, &o); break;
        case CMD_APPLY:   rc = cmd_apply(&app, &o); break;
        case CMD_MATRIX:  rc = cmd_matrix(&app, &o); break;
        case CMD_RAW:     rc = cmd_raw(&app, &o); break;
        default:          rc = cmd_build(&app, &o); break;
    }
    free(args);
    return rc;
}
NN_FP_END
