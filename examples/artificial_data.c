/* artificial_data.c - train, fine-tune and edit classifiers on synthetic and real tables
 *
 * BUILD  cc -std=c99 -O2 -fopenmp examples/artificial_data.c -o artificial_data -lm  (without
 *           -fopenmp: one thread)
 * TRY  ./artificial_data all --demo --out out/artificial_data  a minute's tour; open
 *           out/artificial_data/report.html
 * HELP  ./artificial_data --help, ./artificial_data train --help;
 *           examples/configs/artificial_data.yaml lists every key
 *
 * The last line of a run says where the files are. Read next: examples/interpreter_data.c. */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64     /* files over 2 GiB where size_t has 32 bits */
#define NN_STATIC           /* one file: only what it calls is compiled */
#define NN_IMPLEMENTATION
#include "../nn_train.h"
#include "../nn_data.h"
#define NN_SIG_ONLY_MODEL
#include "../nn_sig.h"
#include "nn_app.h"
#include "nn_report.h"

NN_FP_BEGIN            /* one seed, one result: here too no compiler may fuse a product and a sum
                           on its own (gcc's default on AArch64) */

#define TRY(call)                 \
    do {                          \
        nn_status try_s = (call); \
        if (try_s != NN_OK) {     \
            status = try_s;       \
            goto done;            \
        }                         \
    } while (0)

/* ==== options ============================================================ */
enum { C_GENERATE, C_TRAIN, C_FINETUNE, C_TASKVEC, C_EVALUATE, C_PREDICT, C_SUMMARY, C_ALL };
#define B(c) (1u << (c))

typedef struct gen_opts {
    int preset, format, hypercube, shuffle, stratify, stable, truth, regroup;
    const char *name, *shift, *scale, *related_to;
    const struct gen_opts *base;         /* of a related set, else NULL */
    double share_columns, share_clusters;
    size_t n_samples, n_features, n_informative, n_redundant, n_repeated, n_classes, n_clusters;
    nn_nums weights;
    double flip_y, class_sep, test_size;
    uint64_t random_state, split_seed;
} gen_opts;
typedef struct input_opts {
    const char *train, *test, *labels, *test_labels, *label, *delimiter;
    nn_texts drop;
    int header, standardize, by_position, ignore_extra;
    double val_size, test_size, divide, mean, std;
    uint64_t val_seed, split_seed;
    size_t rows;
    const char *select;
} input_opts;
typedef struct fit_opts {
    const char *name, *from, *arch, *class_weights;
    nn_ints head;
    int act, init, optimizer, schedule, monitor, freeze, nesterov, amsgrad, last, controls;
    double dropout, lr, head_lr, momentum, weight_decay, smoothing, gamma, floor, clip;
    size_t epochs, batch, warmup, every, patience, seeds, checkpoint;
} fit_opts;
typedef struct edit_opts {
    const char *pretrained;
    nn_texts finetuned, test, head, val;
    int op, force;
    nn_sweep scale;
    nn_nums weights;
    double keep, lambda, drop;
    uint64_t seed;
} edit_opts;
typedef struct renames {
    nn_texts list;                       /* OLD=NEW */
    unsigned char met[256];              /* which OLD was met */
    int ignore_hash;
} renames;
typedef struct opts {
    int compat, demo, safetensors, onnx;
    gen_opts gen;
    input_opts in;
    fit_opts train, tune;
    edit_opts edit;
    const char *model, *backbone, *head, *input, *output, *arch, *naming_act, *checkpoints;
    renames map;
} opts;

#define F(m) offsetof(opts, m)
#define GEN (B(C_GENERATE))
#define FIT (B(C_TRAIN) | B(C_FINETUNE))
#define LOAD (B(C_EVALUATE) | B(C_PREDICT) | B(C_SUMMARY))
/* with a validation part: of the training rows, or (compat) the test rows */
/* what a related set takes over from its base */
#define UNRELATED "command=all or command=generate !related_to"
#define HAS_VAL "val_size!=0 or compat data.test or compat data.test_size"
/* the rows that training and fine-tuning share, under their own keys and defaults */
#define FIT_ROWS(P, M, C, EPOCHS, LR)                                                              \
    { .key = P ".epochs", .type = NN_APP_SIZE, .field = F(M.epochs),                               \
      .def = EPOCHS, .min = 1, .max = 1e6,                                                         \
      .group = "training", .help = "passes over the training rows", .commands = C,                 \
      .effect = NN_EFFECT_DATA, .probe = "2" },                                                    \
    { .key = P ".batch_size", .type = NN_APP_SIZE, .field = F(M.batch),                            \
      .def = "32", .min = 1, .max = 1e6, .unit = "rows",                                           \
      .group = "training", .help = "rows per update", .commands = C,                               \
      .effect = NN_EFFECT_DATA, .probe = "7" },                                                    \
    { .key = P ".lr", .type = NN_APP_NUM, .field = F(M.lr),                                        \
      .def = LR, .min = 0, .flags = NN_APP_ABOVE,                                                  \
      .group = "training", .help = "learning rate", .commands = C,                                 \
      .effect = NN_EFFECT_DATA, .probe = "0.02" },                                                 \
    { .key = P ".head_lr", .type = NN_APP_NUM, .field = F(M.head_lr),                              \
      .min = 0, .max = 1e3,                                                                        \
      .group = "training", .help = "learning rate of the head; 0 = as --lr", .commands = C,        \
      .effect = NN_EFFECT_DATA, .probe = "0.03" },                                                 \
    { .key = P ".optimizer", .type = NN_APP_ENUM, .field = F(M.optimizer),                         \
      .def = "adam", .choices = NN_OPT_CHOICES,                                                    \
      .group = "training", .help = "update rule, PyTorch's arithmetic (lion: the paper's)", .commands = C, \
      .effect = NN_EFFECT_DATA, .probe = "sgd" },                                                  \
    { .key = P ".momentum", .type = NN_APP_NUM, .field = F(M.momentum),                            \
      .def = "0", .min = 0, .max = 1, .flags = NN_APP_BELOW,                                       \
      .group = "training", .help = "share of the last step that goes on", .commands = C,           \
      .mode = P ".optimizer=" NN_OPT_WITH_MOMENTUM,                                                \
      .effect = NN_EFFECT_DATA, .probe = "--" P ".optimizer sgd;0.5" },                            \
    { .key = P ".nesterov", .type = NN_APP_BOOL, .field = F(M.nesterov),                           \
      .group = "training", .help = "Nesterov's momentum", .commands = C,                           \
      .mode = P ".optimizer=sgd " P ".momentum!=0",                                                \
      .effect = NN_EFFECT_DATA, .probe = "--" P ".optimizer sgd --" P ".momentum 0.5;true" },      \
    { .key = P ".amsgrad", .type = NN_APP_BOOL, .field = F(M.amsgrad),                             \
      .group = "training", .help = "divide by the largest second moment so far", .commands = C,    \
      .mode = P ".optimizer=" NN_OPT_WITH_AMSGRAD,                                                 \
      .effect = NN_EFFECT_DATA, .probe = "true" },                                                 \
    { .key = P ".weight_decay", .type = NN_APP_NUM, .field = F(M.weight_decay),                    \
      .def = "0", .min = 0, .max = 100,                                                            \
      .group = "training", .help = "L2 penalty (adamw, lion: decoupled)", .commands = C,           \
      .effect = NN_EFFECT_DATA, .probe = "0.1" },                                                  \
    { .key = P ".label_smoothing", .type = NN_APP_NUM, .field = F(M.smoothing),                    \
      .def = "0", .min = 0, .max = 1, .flags = NN_APP_BELOW,                                       \
      .group = "training", .help = "share of the target spread over all classes", .commands = C,   \
      .effect = NN_EFFECT_DATA, .probe = "0.1" },                                                  \
    { .key = P ".class_weights", .type = NN_APP_TEXT, .field = F(M.class_weights),                 \
      .def = "none", .value = "none|balanced|W,W,...",                                             \
      .group = "training", .help = "weight of each class in the loss", .commands = C,              \
      .effect = NN_EFFECT_DATA, .probe = "balanced" },                                             \
    { .key = P ".schedule", .type = NN_APP_ENUM, .field = F(M.schedule),                           \
      .def = "constant", .choices = "constant|step|cosine|exponential|plateau",                    \
      .group = "training", .help = "learning rate by epoch", .commands = C,                        \
      .effect = NN_EFFECT_DATA, .probe = "exponential" },                                          \
    { .key = P ".step_every", .type = NN_APP_SIZE, .field = F(M.every),                            \
      .def = "30", .min = 1, .max = 1e6, .unit = "epochs",                                         \
      .group = "training", .help = "step: one step every so many; plateau: patience", .commands = C, \
      .mode = P ".schedule=step|plateau",                                                          \
      .effect = NN_EFFECT_DATA, .probe = "--" P ".schedule step;1" },                              \
    { .key = P ".gamma", .type = NN_APP_NUM, .field = F(M.gamma),                                  \
      .def = "0.1", .min = 0, .max = 1, .flags = NN_APP_ABOVE,                                     \
      .group = "training", .help = "factor", .commands = C,                                        \
      .mode = P ".schedule=step|exponential|plateau",                                              \
      .effect = NN_EFFECT_DATA, .probe = "--" P ".schedule exponential;0.5" },                     \
    { .key = P ".lr_floor", .type = NN_APP_NUM, .field = F(M.floor),                               \
      .def = "0", .min = 0, .max = 1,                                                              \
      .group = "training", .help = "smallest factor", .commands = C,                               \
      .mode = P ".schedule=cosine|plateau",                                                        \
      .effect = NN_EFFECT_DATA, .probe = "--" P ".schedule cosine;0.5" },                          \
    { .key = P ".warmup", .type = NN_APP_SIZE, .field = F(M.warmup),                               \
      .def = "0", .min = 0, .max = 1e9, .unit = "updates",                                         \
      .group = "training", .help = "learning rate rises linearly first", .commands = C,            \
      .effect = NN_EFFECT_DATA, .probe = "5" },                                                    \
    { .key = P ".clip_norm", .type = NN_APP_NUM, .field = F(M.clip),                               \
      .def = "0", .min = 0, .max = 1e9,                                                            \
      .group = "training", .help = "largest norm of the gradient; 0 = none", .commands = C,        \
      .effect = NN_EFFECT_DATA, .probe = "0.05" },                                                 \
    { .key = P ".dropout", .type = NN_APP_NUM, .field = F(M.dropout),                              \
      .def = "0", .min = 0, .max = 1, .flags = NN_APP_BELOW,                                       \
      .group = "training", .help = "share of activations dropped", .commands = C,                  \
      .effect = NN_EFFECT_DATA, .probe = "0.3" },                                                  \
    { .key = P ".patience", .type = NN_APP_SIZE, .field = F(M.patience),                           \
      .def = "0", .min = 0, .max = 1e6, .unit = "epochs",                                          \
      .group = "training", .help = "stop after so many without improvement; 0 = never", .commands = C, \
      .mode = HAS_VAL,                                                                             \
      .effect = NN_EFFECT_DATA, .probe = "1" },                                                    \
    { .key = P ".monitor", .type = NN_APP_ENUM, .field = F(M.monitor),                             \
      .def = "accuracy", .choices = "loss|accuracy",                                               \
      .group = "training", .help = "what the validation part judges the best epoch by; of equal accuracies the " \
          "lower loss; loss: where probabilities count", .commands = C,                            \
      .mode = HAS_VAL,                                                                             \
      .effect = NN_EFFECT_DATA, .probe = "loss", .fixture = "judged" },                       \
    { .key = P ".last_weights", .type = NN_APP_BOOL, .field = F(M.last),                           \
      .group = "training", .help = "keep the last epoch's weights instead of the best", .commands = C, \
      .mode = HAS_VAL,                                                                             \
      .effect = NN_EFFECT_DATA, .probe = "true" },                                                 \
    { .key = P ".head_hidden", .type = NN_APP_INTS, .field = F(M.head),                            \
      .value = "W,W,...", .min = 1, .max = 1e6,                                                    \
      .group = "model", .help = "hidden widths of the head; default: the architecture's own", .commands = C, \
      .effect = NN_EFFECT_DATA, .probe = "3" },                                                    \
    { .key = P ".init", .type = NN_APP_ENUM, .field = F(M.init),                                   \
      .def = "pytorch", .choices = "pytorch|he|he_normal|xavier|philox",                           \
      .group = "model", .help = "initial weights", .commands = C,                                  \
      .effect = NN_EFFECT_DATA, .probe = "xavier" },                                               \
    { .key = P ".seeds", .type = NN_APP_SIZE, .field = F(M.seeds),                                 \
      .def = "1", .min = 1, .max = 1000,                                                           \
      .group = "training", .help = "repeat with so many seeds, report mean and 95 % interval; files are the first " \
          "seed's", .commands = C,                                                                 \
      .effect = NN_EFFECT_TEXT, .probe = "2" },                                                    \
    { .key = P ".controls", .type = NN_APP_BOOL, .field = F(M.controls), .def = "true",            \
      .group = "training", .help = "judge beside the majority class and a logistic regression (fine-tuning: also " \
          "training from scratch, and a frozen random backbone)", .commands = C,                   \
      .mode = "command=all or val_size!=0 or data.test or data.test_size!=0",                      \
      .effect = NN_EFFECT_TEXT, .probe = "false", .fixture = "alone" },                            \
    { .key = P ".checkpoint_every", .type = NN_APP_SIZE, .field = F(M.checkpoint),                 \
      .def = "0", .min = 0, .max = 1e6, .unit = "epochs",                                          \
      .group = "output", .help = "save the state for --resume; 0 = every 20 seconds", .commands = C, \
      .effect = NN_EFFECT_SPEED, .probe = "1" },                                                   \
    { .key = P ".name", .type = NN_APP_TEXT, .field = F(M.name), .value = "NAME",                  \
      .group = "output", .help = "NAME in mlp_NAME_model.pth; default: from the training file",    \
      .commands = (C) & FIT, .effect = NN_EFFECT_PLACE, .probe = "other" }

static const nn_option table[] = {
    /* generate */
    { .key = "generate.preset", .type = NN_APP_ENUM, .field = F(gen.preset), .def = "none",
      .choices = "none|document|original|related", .group = "data set",
      .help = "the document's three sets, those of the original program, or three that share columns and "
              "clusters: two small ones related to a large one", .commands = GEN | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "original" },
    { .key = "generate.name", .type = NN_APP_TEXT, .field = F(gen.name), .def = "dataset1",
      .value = "NAME", .group = "data set", .help = "NAME_train.csv, NAME_test.csv", .commands = GEN,
      .mode = "preset=none !compat", .effect = NN_EFFECT_PLACE, .probe = "other" },
    { .key = "generate.related_to", .type = NN_APP_TEXT, .field = F(gen.related_to),
      .value = "NAME_truth.json", .group = "data set",
      .help = "a set that shares columns and clusters with the one of this file; what is not said "
              "otherwise is as there; random_state must be another",
      .commands = GEN,
      .mode = "preset=none !compat !stable", .effect = NN_EFFECT_DATA, .probe = "base_truth.json", .fixture = "kin" },
    { .key = "generate.share_columns", .type = NN_APP_NUM, .field = F(gen.share_columns), .def = "1",
      .min = 0, .max = 1, .unit = "share", .group = "data set",
      .help = "columns that carry the classes and stay where the base has them", .commands = GEN,
      .mode = "related_to or preset=related",
      .effect = NN_EFFECT_DATA, .probe = "--related-to base_truth.json;0.5", .fixture = "kin" },
    { .key = "generate.share_clusters", .type = NN_APP_NUM, .field = F(gen.share_clusters), .def = "0.75",
      .min = 0, .max = 1, .unit = "share", .group = "data set",
      .help = "clusters that are the base's; the others are new", .commands = GEN,
      .mode = "related_to or preset=related",
      .effect = NN_EFFECT_DATA, .probe = "--related-to base_truth.json;0.25", .fixture = "kin" },
    { .key = "generate.regroup", .type = NN_APP_BOOL, .field = F(gen.regroup), .def = "true",
      .group = "data set", .help = "deal the shared clusters to the classes anew; else each keeps its class",
      .commands = GEN, .mode = "related_to or preset=related",
      .effect = NN_EFFECT_DATA, .probe = "--related-to base_truth.json;false", .fixture = "kin" },
    { .key = "generate.n_samples", .type = NN_APP_SIZE, .field = F(gen.n_samples), .def = "10000",
      .min = 1, .max = 1e9, .unit = "rows", .group = "data set",
      .help = "rows in all; a preset has its own unless this is given", .commands = GEN | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "50" },
    { .key = "generate.n_features", .type = NN_APP_SIZE, .field = F(gen.n_features), .def = "512",
      .min = 1, .max = 1e6, .unit = "columns", .group = "data set", .help = "columns",
      .commands = GEN | B(C_ALL), .mode = UNRELATED,
      .effect = NN_EFFECT_DATA, .probe = "7" },
    { .key = "generate.n_informative", .type = NN_APP_SIZE, .field = F(gen.n_informative), .def = "50",
      .min = 1, .max = 1e6, .group = "data set", .help = "columns that carry the classes",
      .commands = GEN | B(C_ALL), .mode = UNRELATED,
      .effect = NN_EFFECT_DATA, .probe = "5", .fixture = "kin" },
    { .key = "generate.n_redundant", .type = NN_APP_SIZE, .field = F(gen.n_redundant), .def = "2",
      .min = 0, .max = 1e6, .group = "data set", .help = "combinations of those", .commands = GEN,
      .mode = UNRELATED,
      .effect = NN_EFFECT_DATA, .probe = "1", .fixture = "kin" },
    { .key = "generate.n_repeated", .type = NN_APP_SIZE, .field = F(gen.n_repeated), .def = "0", .min = 0,
      .max = 1e6, .group = "data set", .help = "copies of those", .commands = GEN,
      .mode = UNRELATED,
      .effect = NN_EFFECT_DATA, .probe = "1", .fixture = "kin" },
    { .key = "generate.n_classes", .type = NN_APP_SIZE, .field = F(gen.n_classes), .def = "10", .min = 1,
      .max = 1e5, .group = "data set", .help = "classes", .commands = GEN | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "3" },
    { .key = "generate.n_clusters_per_class", .type = NN_APP_SIZE, .field = F(gen.n_clusters), .def = "2",
      .min = 1, .max = 1e5, .group = "data set", .help = "classes x clusters <= 2^informative",
      .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "generate.weights", .type = NN_APP_NUMS, .field = F(gen.weights), .min = 0, .max = 1,
      .value = "W,W,...", .group = "data set", .help = "share of each class; default: equal", .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "0.8,0.2" },
    { .key = "generate.flip_y", .type = NN_APP_NUM, .field = F(gen.flip_y), .def = "0.01", .min = 0,
      .max = 1, .unit = "share", .group = "data set", .help = "labels redrawn at random", .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "0.3" },
    { .key = "generate.class_sep", .type = NN_APP_NUM, .field = F(gen.class_sep), .def = "1", .min = 0,
      .max = 1e6, .group = "data set", .help = "half the side of the hypercube", .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "generate.hypercube", .type = NN_APP_BOOL, .field = F(gen.hypercube), .def = "true",
      .group = "data set", .help = "clusters at the corners of a hypercube, not of a random polytope",
      .commands = GEN, .mode = UNRELATED,
      .effect = NN_EFFECT_DATA, .probe = "false", .fixture = "kin" },
    { .key = "generate.shift", .type = NN_APP_TEXT, .field = F(gen.shift), .def = "0",
      .value = "X|random|X,X,...", .group = "data set", .help = "added to the columns", .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "0.5" },
    { .key = "generate.scale", .type = NN_APP_TEXT, .field = F(gen.scale), .def = "1",
      .value = "X|random|X,X,...", .group = "data set", .help = "multiplies the columns after the shift",
      .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "generate.shuffle", .type = NN_APP_BOOL, .field = F(gen.shuffle), .def = "true",
      .group = "data set", .help = "mix rows and columns", .commands = GEN,
      .mode = UNRELATED,
      .effect = NN_EFFECT_DATA, .probe = "false", .fixture = "kin" },
    { .key = "generate.random_state", .type = NN_APP_SEED, .field = F(gen.random_state), .def = "42",
      .group = "data set",
      .help = "scikit-learn's random_state: the same set comes out; follows --seed when that is given",
      .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "7" },
    { .key = "generate.stable", .type = NN_APP_BOOL, .field = F(gen.stable), .group = "data set",
      .help = "the suite's own stream: a longer set starts with the shorter one, written in "
              "bounded memory",
      .commands = GEN, .mode = UNRELATED,
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "generate.test_size", .type = NN_APP_NUM, .field = F(gen.test_size), .def = "0.2", .min = 0,
      .max = 1, .flags = NN_APP_ABOVE | NN_APP_BELOW, .unit = "share", .group = "split",
      .help = "rows of the test file", .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "0.3" },
    { .key = "generate.split_seed", .type = NN_APP_SEED, .field = F(gen.split_seed), .def = "42",
      .group = "split", .help = "random_state of train_test_split", .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "5" },
    { .key = "generate.stratify", .type = NN_APP_BOOL, .field = F(gen.stratify), .def = "true",
      .group = "split", .help = "the same class shares in both parts", .commands = GEN,
      .mode = "!stable !related_to", .effect = NN_EFFECT_DATA, .probe = "false" },
    { .key = "generate.format", .type = NN_APP_ENUM, .field = F(gen.format), .def = "csv",
      .choices = "csv|npz|both", .group = "output", .help = "files to write", .commands = GEN,
      .mode = "!stable !related_to preset=none|document|original", .effect = NN_EFFECT_DATA, .probe = "npz" },
    { .key = "generate.truth", .type = NN_APP_BOOL, .field = F(gen.truth), .def = "true",
      .group = "output", .help = "NAME_truth.json: role of every column, flipped rows, clusters, "
              "and how the set was made",
      .commands = GEN,
      .effect = NN_EFFECT_DATA, .probe = "false" },
    /* data in */
    { .key = "data.train", .alias = "train", .type = NN_APP_TEXT, .field = F(in.train),
      .flags = NN_APP_REQUIRED, .value = "FILE", .group = "data",
      .help = "training rows: CSV, NPZ (X, y), IDX; gzip is seen through", .commands = FIT,
      .effect = NN_EFFECT_DATA, .probe = "e_train.csv" },
    { .key = "data.test", .alias = "test", .type = NN_APP_TEXT, .field = F(in.test), .value = "FILE",
      .group = "data", .help = "test rows: reported, never used to decide", .commands = FIT,
      .effect = NN_EFFECT_DATA, .probe = "e_test.csv" },
    { .key = "data.test", .alias = "test", .type = NN_APP_TEXT, .field = F(in.test),
      .flags = NN_APP_REQUIRED, .value = "FILE", .group = "data",
      .help = "rows to evaluate on: CSV, NPZ (X, y), IDX", .commands = B(C_EVALUATE),
      .effect = NN_EFFECT_DATA, .probe = "e_test.csv" },
    { .key = "data.labels", .type = NN_APP_TEXT, .field = F(in.labels), .value = "FILE", .group = "data",
      .help = "labels of an IDX file; default: its -labels-idx1 neighbour", .commands = FIT | B(C_EVALUATE),
      .effect = NN_EFFECT_DATA, .probe = "two-labels-idx1", .fixture = "idx" },
    { .key = "data.test_labels", .type = NN_APP_TEXT, .field = F(in.test_labels), .value = "FILE",
      .group = "data", .help = "the same for the test file", .commands = FIT,
      .effect = NN_EFFECT_DATA, .probe = "two-labels-idx1", .fixture = "idx" },
    { .key = "data.label", .alias = "label", .type = NN_APP_TEXT, .field = F(in.label), .value = "NAME",
      .group = "data",
      .help = "label column of a CSV; default: the last (predict: one named target, if there)",
      .commands = FIT | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "kind", .fixture = "named" },
    { .key = "data.drop", .alias = "drop", .type = NN_APP_TEXTS, .field = F(in.drop), .value = "A,B",
      .group = "data", .help = "CSV columns to leave out", .commands = FIT | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "id", .fixture = "extra" },
    { .key = "data.header", .type = NN_APP_BOOL, .field = F(in.header), .def = "true", .group = "data",
      .help = "the first record holds names", .commands = FIT | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "false", .fixture = "bare" },
    { .key = "data.delimiter", .type = NN_APP_TEXT, .field = F(in.delimiter), .def = ",", .value = "C",
      .group = "data", .help = "one character; \"space\" = runs of blanks, \"tab\"",
      .commands = FIT | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = ";;", .fixture = "semicolons" },
    { .key = "data.columns", .type = NN_APP_ENUM, .field = F(in.by_position), .def = "name",
      .choices = "name|position", .group = "data",
      .help = "how a table's columns find the model's inputs: by the names of the training table, or as they stand",
      .commands = FIT | B(C_TASKVEC) | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "position", .fixture = "moved" },
    { .key = "data.ignore_extra", .type = NN_APP_BOOL, .field = F(in.ignore_extra), .group = "data",
      .help = "leave out columns that the training table did not have",
      .commands = FIT | B(C_TASKVEC) | B(C_EVALUATE) | B(C_PREDICT), .mode = "data.columns=name",
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "wider" },
    { .key = "data.rows", .type = NN_APP_SIZE, .field = F(in.rows), .def = "0", .min = 0, .max = 1e9,
      .group = "data", .help = "only the first rows; 0 = all", .commands = FIT | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "12" },
    { .key = "data.standardize", .type = NN_APP_BOOL, .field = F(in.standardize), .group = "data",
      .help = "zero mean, unit variance, fitted on the training part; stored with the model",
      .commands = FIT | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "data.select", .type = NN_APP_TEXT, .field = F(in.select), .def = "0", .value = "K|auto",
      .group = "data",
      .help = "keep the K columns with the largest F ratio (between classes / within) on the training "
              "part, zero the others; auto = those that chance does not explain (p < 0.05 / columns); "
              "0 = all",
      .commands = FIT | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "data.input_divide", .type = NN_APP_NUM, .field = F(in.divide), .def = "1", .min = 0,
      .flags = NN_APP_ABOVE, .group = "data", .help = "x / this (255 for images), then",
      .commands = FIT | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "3" },
    { .key = "data.input_mean", .type = NN_APP_NUM, .field = F(in.mean), .def = "0", .group = "data",
      .help = "... minus this,", .commands = FIT | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "0.5" },
    { .key = "data.input_std", .type = NN_APP_NUM, .field = F(in.std), .def = "1", .min = 0,
      .flags = NN_APP_ABOVE, .group = "data",
      .help = "... divided by this; a model's own values are the default",
      .commands = FIT | B(C_EVALUATE) | B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "3" },
    { .key = "data.val_size", .type = NN_APP_NUM, .field = F(in.val_size), .def = "0.1", .min = 0,
      .max = 1, .flags = NN_APP_BELOW, .unit = "share", .group = "data",
      .help = "validation part of the training rows, stratified: best weights, early stopping and "
              "scales are chosen on it",
      .commands = FIT | B(C_TASKVEC) | B(C_ALL),
      .mode = "command=all|train|finetune !compat or command=train|finetune !test !test_size or "
              "command=taskvec val",
      .effect = NN_EFFECT_DATA, .probe = "0.3", .fixture = "held" },
    { .key = "data.val_seed", .type = NN_APP_SEED, .field = F(in.val_seed), .def = "42", .group = "data",
      .help = "its random_state", .commands = FIT | B(C_TASKVEC) | B(C_ALL),
      .mode = "command=all|train|finetune !compat val_size!=0 or command=train|finetune !test "
              "!test_size val_size!=0 or command=taskvec val",
      .effect = NN_EFFECT_DATA, .probe = "9", .fixture = "held" },
    { .key = "data.test_size", .type = NN_APP_NUM, .field = F(in.test_size), .def = "0", .min = 0,
      .max = 1, .flags = NN_APP_BELOW, .unit = "share", .group = "data",
      .help = "without --test: split a stratified test part off the training file", .commands = FIT,
      .mode = "!test", .effect = NN_EFFECT_DATA, .probe = "0.3", .fixture = "alone" },
    { .key = "data.split_seed", .type = NN_APP_SEED, .field = F(in.split_seed), .def = "42",
      .group = "data", .help = "its random_state", .commands = FIT,
      .mode = "test_size!=0 !test", .effect = NN_EFFECT_DATA, .probe = "--test-size 0.3;5", .fixture = "alone" },
    /* train, finetune */
    { .key = "train.arch", .type = NN_APP_TEXT, .field = F(train.arch), .def = "uniform",
      .value = "uniform|tapered|W,W,...", .group = "model",
      .help = "backbone: the document's, the original's, or hidden widths", .commands = B(C_TRAIN) | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "5,4" },
    { .key = "train.act", .type = NN_APP_ENUM, .field = F(train.act), .def = "relu",
      .choices = NN_ACT_CHOICES, .group = "model",
      .help = "activation", .commands = B(C_TRAIN) | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "tanh" },
    FIT_ROWS("train", train, B(C_TRAIN) | B(C_ALL), "100", "1e-3"),
    { .key = "finetune.from", .type = NN_APP_TEXT, .field = F(tune.from), .flags = NN_APP_REQUIRED,
      .value = "CKPT", .group = "model", .help = "checkpoint whose backbone is taken over",
      .commands = B(C_FINETUNE),
      .effect = NN_EFFECT_DATA, .probe = "other.pth" },
    { .key = "finetune.freeze_backbone", .type = NN_APP_BOOL, .field = F(tune.freeze), .group = "model",
      .help = "train the new head only; hash of the backbone before and after is printed",
      .commands = B(C_FINETUNE),
      .effect = NN_EFFECT_DATA, .probe = "true" },
    FIT_ROWS("finetune", tune, B(C_FINETUNE) | B(C_ALL), "50", "1e-4"),
    /* taskvec */
    { .key = "taskvec.pretrained", .type = NN_APP_TEXT, .field = F(edit.pretrained),
      .flags = NN_APP_REQUIRED, .value = "CKPT", .group = "models",
      .help = "where the fine-tuned ones started", .commands = B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "--force;other.pth" },
    { .key = "taskvec.finetuned", .type = NN_APP_TEXTS, .field = F(edit.finetuned),
      .flags = NN_APP_REQUIRED | NN_APP_MANY, .value = "CKPT...", .group = "models",
      .help = "one task vector each: theta_ft - theta_pre over the backbone", .commands = B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "two.pth,one.pth" },
    { .key = "taskvec.op", .type = NN_APP_ENUM, .field = F(edit.op), .def = "add",
      .choices = "add|subtract|multiply|divide|negate|sum|interpolate|analogy|ties|dare", .value = "OP",
      .group = "edit", .help = "what to make of them", .commands = B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "ties" },
    { .key = "taskvec.scale", .type = NN_APP_SWEEP, .field = F(edit.scale), .def = "0:1:0.1", .min = -1e6,
      .max = 1e6, .group = "edit", .help = "coefficients to try (interpolate: the grid)",
      .commands = B(C_TASKVEC) | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "0:1:0.25" },
    { .key = "taskvec.weights", .type = NN_APP_NUMS, .field = F(edit.weights), .value = "W,W,...",
      .group = "edit", .help = "sum: weight of each task vector; default 1", .commands = B(C_TASKVEC),
      .mode = "op=sum", .effect = NN_EFFECT_DATA, .probe = "--op sum;2,1" },
    { .key = "taskvec.keep", .type = NN_APP_NUM, .field = F(edit.keep), .def = "0.2", .min = 0, .max = 1,
      .flags = NN_APP_ABOVE, .unit = "share", .group = "edit", .help = "ties: largest entries that stay",
      .commands = B(C_TASKVEC) | B(C_ALL),
      .mode = "op=ties", .effect = NN_EFFECT_DATA, .probe = "0.6", .fixture = "ties" },
    { .key = "taskvec.lambda", .type = NN_APP_NUM, .field = F(edit.lambda), .def = "1", .min = 0,
      .flags = NN_APP_ABOVE, .group = "edit", .help = "ties: factor of the merged vector",
      .commands = B(C_TASKVEC) | B(C_ALL),
      .mode = "op=ties", .effect = NN_EFFECT_DATA, .probe = "0.6", .fixture = "ties" },
    { .key = "taskvec.drop", .type = NN_APP_NUM, .field = F(edit.drop), .def = "0.5", .min = 0, .max = 1,
      .flags = NN_APP_BELOW, .unit = "share", .group = "edit",
      .help = "dare: entries dropped, the others scaled up", .commands = B(C_TASKVEC) | B(C_ALL),
      .mode = "op=dare", .effect = NN_EFFECT_DATA, .probe = "0.2" },
    { .key = "taskvec.dare_seed", .type = NN_APP_SEED, .field = F(edit.seed), .group = "edit",
      .help = "dare: which ones", .commands = B(C_TASKVEC) | B(C_ALL),
      .mode = "op=dare", .effect = NN_EFFECT_DATA, .probe = "9" },
    { .key = "taskvec.val", .type = NN_APP_TEXTS, .field = F(edit.val), .value = "FILE,...",
      .group = "data",
      .help = "validation rows, one file per test set: the scale is chosen on them; a training "
              "file (NAME_train.csv) stands for its validation part (--val-size)",
      .commands = B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "d_train.csv,e_train.csv" },
    { .key = "taskvec.test", .alias = "test", .type = NN_APP_TEXTS, .field = F(edit.test),
      .flags = NN_APP_REQUIRED | NN_APP_MANY, .value = "FILE,...", .group = "data",
      .help = "test sets, each with its own head", .commands = B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "e_test.csv,d_test.csv" },
    { .key = "taskvec.head", .alias = "head", .type = NN_APP_TEXTS, .field = F(edit.head),
      .flags = NN_APP_MANY, .value = "CKPT,...", .group = "models",
      .help = "heads of the test sets; default: of the fine-tuned models in order (one set more "
              "than models: the first is the pretrained one's)",
      .commands = B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "two.pth,one.pth" },
    { .key = "taskvec.force", .type = NN_APP_BOOL, .field = F(edit.force), .group = "edit",
      .help = "go on when the checkpoints do not share an initialisation", .commands = B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "strangers" },
    /* evaluate, predict, summary */
    { .key = "model.file", .alias = "model", .type = NN_APP_TEXT, .field = F(model), .value = "CKPT",
      .group = "model", .help = "checkpoint: .pth or .safetensors", .commands = LOAD,
      .mode = "!backbone !head", .effect = NN_EFFECT_DATA, .probe = "other.pth" },
    { .key = "model.backbone", .alias = "backbone", .type = NN_APP_TEXT, .field = F(backbone),
      .value = "CKPT", .group = "model", .help = "backbone of this one ...", .commands = LOAD,
      .mode = "!model", .effect = NN_EFFECT_DATA, .probe = "other.pth", .fixture = "parts" },
    { .key = "model.head", .alias = "head", .type = NN_APP_TEXT, .field = F(head), .value = "CKPT",
      .group = "model", .help = "... with the head of that one", .commands = LOAD,
      .mode = "!model", .effect = NN_EFFECT_DATA, .probe = "two_head.pth", .fixture = "parts" },
    { .key = "model.arch", .alias = "arch", .type = NN_APP_TEXT, .field = F(arch),
      .value = "uniform|tapered|W,W,...", .group = "model",
      .help = "what the checkpoint should be, when it does not say so itself", .commands = LOAD | B(C_FINETUNE),
      .effect = NN_EFFECT_DATA, .probe = "--act tanh;tapered", .fixture = "foreign" },
    { .key = "model.act", .alias = "act", .type = NN_APP_TEXT, .field = F(naming_act), .value = "ACT",
      .group = "model", .help = "its activation, when nothing says it (relu)",
      .commands = LOAD | B(C_FINETUNE) | B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "tanh", .fixture = "foreign" },
    { .key = "model.map", .alias = "map", .type = NN_APP_TEXTS, .field = F(map.list), .flags = NN_APP_MANY,
      .value = "OLD=NEW,...", .group = "model", .help = "rename tensors: a prefix OLD becomes NEW",
      .commands = LOAD | B(C_FINETUNE) | B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "tail=head", .fixture = "map" },
    { .key = "model.ignore_hash", .type = NN_APP_BOOL, .field = F(map.ignore_hash), .group = "model",
      .help = "go on when the weights are not those that the JSON beside them was written for",
      .commands = LOAD | B(C_FINETUNE) | B(C_TASKVEC),
      .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "stale" },
    { .key = "predict.input", .type = NN_APP_TEXT, .field = F(input), .flags = NN_APP_REQUIRED,
      .value = "FILE", .group = "data", .help = "rows to classify", .commands = B(C_PREDICT),
      .effect = NN_EFFECT_DATA, .probe = "e_test.csv" },
    { .key = "predict.output", .type = NN_APP_TEXT, .field = F(output), .flags = NN_APP_REQUIRED,
      .value = "FILE", .group = "output", .help = "CSV: class and probability of each class",
      .commands = B(C_PREDICT),
      .effect = NN_EFFECT_PLACE, .probe = "elsewhere.csv" },
    /* all */
    { .key = "demo", .type = NN_APP_BOOL, .field = F(demo), .group = "scale",
      .help = "small sets and models: minutes become seconds", .commands = B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "compat", .type = NN_APP_BOOL, .field = F(compat), .group = "scale",
      .help = "as the original did: its tensor names, PyTorch's shuffling, and the test file "
              "decides about best weights and scales",
      .commands = FIT | B(C_TASKVEC) | B(C_ALL) | GEN,
      .mode = "command=all|train|finetune or command=taskvec !val or command=generate preset=none",
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "safetensors", .type = NN_APP_BOOL, .field = F(safetensors), .def = "true", .group = "output",
      .help = "write .safetensors beside .pth", .commands = FIT | B(C_TASKVEC) | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "onnx", .type = NN_APP_BOOL, .field = F(onnx), .group = "output",
      .help = "write .onnx, too: input transform, layers and probabilities as a graph (opset 20)",
      .commands = FIT | B(C_TASKVEC) | B(C_ALL),
      .effect = NN_EFFECT_DATA, .probe = "true" }
};
static const nn_app_command commands[] = {
    { .name = "generate", .help = "make classification sets, scikit-learn's own for the same random_state",
      .out = "artificial_datasets", .uses = NN_APP_USES_RUN },
    { .name = "train", .help = "train a backbone and head from a table", .out = "artificial_checkpoints",
      .uses = NN_APP_USES_RUN },
    { .name = "finetune", .help = "give a trained backbone a new head and train on another table",
      .out = "artificial_checkpoints", .uses = NN_APP_USES_RUN },
    { .name = "taskvec", .help = "edit a model with task vectors and sweep the coefficient",
      .out = "artificial_taskvec", .uses = NN_APP_USES_RUN & ~NN_APP_USES_SEED },
    { .name = "evaluate", .help = "accuracy, per-class metrics, confusion, calibration of a checkpoint",
      .out = "artificial_evaluation", .uses = NN_APP_USES_RUN & ~NN_APP_USES_SEED },
    { .name = "predict", .help = "classes and probabilities for new rows",
      .uses = NN_APP_USES | NN_APP_USES_THREADS | NN_APP_USES_OVERWRITE | NN_APP_USES_DRY_RUN | NN_APP_USES_JSON },
    { .name = "summary", .help = "layers, parameters and hashes of a checkpoint",
      .uses = NN_APP_USES | NN_APP_USES_JSON },
    { .name = "all", .help = "every step above in one run, at the document's settings",
      .out = "artificial_run", .uses = NN_APP_USES_RUN }
};
enum { RELATED = 3 };                                          /* of the choices of --preset */
/* all --preset related: a tenth of the rows and of the epochs for what is learned second;
 * all --demo: seconds, and something to see */
static nn_status defaults(nn_app *app, void *opts_, nn_error *err)
{
    (void)err;
    if (app->command == C_ALL && ((const opts *)opts_)->gen.preset == RELATED) {
        const int demo = ((const opts *)opts_)->demo;
        nn_app_default(app, "train.arch", demo ? "96,96" : "128,128");
        nn_app_default(app, "train.init", "he");
        nn_app_default(app, "train.dropout", "0.3");
        nn_app_default(app, "train.epochs", demo ? "40" : "60");
        nn_app_default(app, "finetune.dropout", "0.3");
        nn_app_default(app, "finetune.epochs", demo ? "4" : "6");
        nn_app_default(app, "finetune.lr", "2e-3");
        nn_app_default(app, "data.standardize", "true");
    } else if (app->command == C_ALL && ((const opts *)opts_)->demo) {
        nn_app_default(app, "train.arch", "64,64");
        nn_app_default(app, "train.init", "he");
        nn_app_default(app, "train.epochs", "30");
        nn_app_default(app, "finetune.epochs", "20");
        nn_app_default(app, "finetune.lr", "1e-3");
        nn_app_default(app, "data.standardize", "true");
    }
    return NN_OK;
}
static const nn_app_program program = {
    .name = "artificial_data",
    .prepare = defaults,
    .about = "Synthetic classification sets, multi-layer perceptrons on them, fine-tuning, and "
             "arithmetic on their weights.",
    .notes = "examples\n"
             "  artificial_data all --demo --out out/demo\n"
             "  artificial_data generate --preset document\n"
             "  artificial_data train --train artificial_datasets/dataset1_train.csv \\\n"
             "                        --test artificial_datasets/dataset1_test.csv\n"
             "train and finetune --resume also take more --epochs, but with --schedule cosine.",
    .commands = commands,
    .n_commands = sizeof commands / sizeof *commands,
    .options = table,
    .n_options = sizeof table / sizeof *table
};

/* ==== rows: a table as x [n,d] f32 and y [n] i64 codes of named classes ==== */
typedef struct rows {
    nn_tensor x, y;
    const char **classes; size_t n_classes;
    const char **names, *label;          /* of the columns [d] and the label; NULL = the file has none */
    const char *path;
} rows;
static void rows_free(rows *r) { nn_tensor_free(&r->x); nn_tensor_free(&r->y); memset(r, 0, sizeof *r); }
static int ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && strcmp(s + n - m, tail) == 0;
}
/* names of the distinct values of y, and y as codes of them */
static nn_status name_classes(nn_app *app, rows *r, const nn_tensor *y, nn_error *err)
{
    nn_tensor codes = NN_ZERO, classes = NN_ZERO;
    nn_status status = NN_OK;
    size_t i, n = nn_tensor_count(y);
    if (y->dtype == NN_F32 || y->dtype == NN_F64)
        for (i = 0; i < n; i++) {
            double v = nn_tensor_get_f64(y, i);
            if (v != v)
                return nn_error_set(err, NN_E_FORMAT, "%s: row %zu: expected a label, got NaN", r->path,
                                i + 1);
        }
    status = nn_label_encode(&codes, &classes, y, NULL, err);
    if (status != NN_OK) return status;
    r->n_classes = nn_tensor_count(&classes);
    r->classes = (const char **)nn_arena_get(&app->arena, (r->n_classes + 1) * sizeof *r->classes);
    for (i = 0; r->classes && i < r->n_classes; i++) {
        char t[256];
        if (classes.dtype == NN_UCS4 || classes.dtype == NN_BYTES)
            (void)nn_tensor_text(&classes, i, t, sizeof t);
        else if (classes.dtype == NN_U64)                    /* whole numbers as they are, also beyond 2^53 */
            (void)snprintf(t, sizeof t, "%llu", (unsigned long long)((const uint64_t *)classes.data)[i]);
        else if (classes.dtype == NN_I64)
            (void)snprintf(t, sizeof t, "%lld", (long long)nn_i64(&classes)[i]);
        else (void)app_num(t, nn_tensor_get_f64(&classes, i));
        r->classes[i] = nn_app_text(app, "%s", t);
    }
    nn_tensor_free(&classes);
    r->y = codes;
    return r->classes ? NN_OK : nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->path);
}
static nn_status keep_rows(rows *r, size_t limit, nn_error *err)
{
    nn_tensor v = NN_ZERO, t = NN_ZERO, *both[2];
    size_t i;
    nn_status s;
    both[0] = &r->x; both[1] = &r->y;
    for (i = 0; i < 2; i++) {
        if (!limit || !both[i]->ndim || both[i]->shape[0] <= limit) continue;
        s = nn_tensor_rows(&v, both[i], 0, limit, err);
        if (s == NN_OK) s = nn_tensor_copy(&t, &v, NULL, err);
        if (s != NN_OK) return s;
        nn_tensor_free(both[i]);
        *both[i] = t;
        memset(&t, 0, sizeof t);
    }
    return NN_OK;
}
static nn_status to_matrix(nn_tensor *out, nn_tensor *in, const char *path, nn_error *err)
{
    size_t shape[2], k;
    nn_status s;
    if (in->ndim < 2)
        return nn_error_set(err, NN_E_FORMAT,
                        "%s: expected rows and columns, got an array of %zu dimensions", path,
                        in->ndim);
    shape[0] = in->shape[0];
    for (shape[1] = 1, k = 1; k < in->ndim; k++) shape[1] *= in->shape[k];
    s = in->dtype == NN_F32 ? NN_OK : nn_tensor_convert(out, in, NN_F32, NULL, err);
    if (s != NN_OK) return s;
    if (in->dtype == NN_F32) { *out = *in; memset(in, 0, sizeof *in); }
    return nn_tensor_reshape(out, 2, shape, err);
}
static const char *base_of(const char *path)
{
    const char *b = strrchr(path, '/');
    return b ? b + 1 : path;
}
static int is_idx(const char *path)
{
    return !ends_with(path, ".npz") &&
           (strstr(base_of(path), "idx") || ends_with(path, "-ubyte") || ends_with(path, "-ubyte.gz"));
}
/* what is said about CSV or IDX files beside others would be said to nobody: wrong usage */
static nn_status tables_fit(nn_app *app, const char *train, const char *test, nn_error *err)
{
    static const struct { const char *key, *flag; int idx; } only[] = {
        { "data.label", "label", 0 },   { "data.drop", "drop", 0 },     { "data.header", "header", 0 },
        { "data.columns", "columns", 0 }, { "data.ignore_extra", "ignore-extra", 0 },
        { "data.delimiter", "delimiter", 0 }, { "data.labels", "labels", 1 }, { "data.test_labels", "test-labels", 2 }
    };
    const char *path[2];
    size_t i, k;
    path[0] = train;
    path[1] = test;
    for (i = 0; i < sizeof only / sizeof *only; i++) {
        int read = 0;
        if (!nn_app_asked(app, only[i].key)) continue;
        for (k = 0; k < 2; k++)
            if (path[k] && (only[i].idx ? only[i].idx == (int)k + 1 && is_idx(path[k]) :
                                          !is_idx(path[k]) && !ends_with(path[k], ".npz")))
                read = 1;
        if (!read)
            return nn_app_misuse(app, err, "--%s: has no effect here; it is read for %s", only[i].flag,
                                 only[i].idx ? "IDX files" : "CSV files");
    }
    return NN_OK;
}
/* the labels of an IDX file: those that were named, or its neighbour; NULL = none */
static const char *labels_of(nn_app *app, const char *path, const char *labels)
{
    const char *base = strrchr(path, '/'), *at = strstr(base ? base : path, "images-idx3");
    if (labels || !at) return labels;
    return nn_app_text(app, "%.*slabels-idx1%s", (int)(at - path), path, at + 11);
}
static nn_status csv_form(const input_opts *in, nn_csv_desc *c, nn_error *err)
{
    const char *delim = in->delimiter ? in->delimiter : ",";
    if (strcmp(delim, "space") == 0) c->blanks = 1;
    else if (strcmp(delim, "tab") == 0 || strcmp(delim, "\\t") == 0) c->delim = '\t';
    else if (strlen(delim) == 1) c->delim = delim[0];
    else
        return nn_error_set(err, NN_E_ARG,
                        "--delimiter: expected one character, space or tab, got '%s'", delim);
    c->no_header = !in->header;
    return NN_OK;
}
/* `in` with the label that a model was trained on, where none is named and the table has that column;
 * else the last column is the label, as in training */
static input_opts with_label_of(const input_opts *in, const char *path, const char *label)
{
    input_opts named = *in;
    nn_csv_desc c = NN_ZERO;
    nn_table t = NN_ZERO;
    size_t i;
    if (in->label || !label || !in->header || in->by_position || is_idx(path) ||
        ends_with(path, ".npz") || strcmp(path, "-") == 0 || csv_form(in, &c, NULL) != NN_OK)
        return named;
    c.max_rows = 1;
    if (nn_csv_read(&t, path, &c, NULL, NULL) != NN_OK) return named;   /* load_rows says why */
    for (i = 0; i < t.cols; i++) if (strcmp(t.columns[i].name, label) == 0) named.label = label;
    nn_table_free(&t);
    return named;
}
/* with_label 0: x only, unless the label column is named and there */
static nn_status load_rows(nn_app *app, const input_opts *in, const char *path, const char *labels,
                           int with_label, rows *r, nn_error *err)
{
    nn_status status = NN_OK;
    nn_tensor a = NN_ZERO, b = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_xy xy = NN_ZERO;
    memset(r, 0, sizeof *r);
    r->path = path;
    if (ends_with(path, ".npz")) {
        static const char *const xs[] = { "X", "x", "X_train", "X_test", "data", "features" },
                                 *const ys[] = {
                                     "y", "Y", "y_train", "y_test", "target", "labels"
                                 };
        nn_tensor *x = NULL, *y = NULL;
        size_t i;
        TRY(nn_npz_read(&d, path, NULL, err));
        for (i = 0; i < 6 && !x; i++) { x = nn_dict_get(&d, xs[i]); y = nn_dict_get(&d, ys[i]); }
        if (!x || (with_label && !y)) {
            status =
                nn_error_set(err, NN_E_FORMAT,
                         "%s: expected arrays X and y, got neither under their usual names", path);
            goto done;
        }
        TRY(to_matrix(&r->x, x, path, err));
        if (with_label && nn_tensor_count(y) != r->x.shape[0]) {
            status = nn_error_set(err, NN_E_FORMAT, "%s: X has %zu rows, y %zu", path, r->x.shape[0],
                              nn_tensor_count(y));
            goto done;
        }
        if (with_label) TRY(name_classes(app, r, y, err));
    } else if (is_idx(path)) {
        TRY(nn_idx_read(&a, path, NULL, err));
        TRY(to_matrix(&r->x, &a, path, err));
        if (with_label) {
            const char *lab = labels_of(app, path, labels);
            if (!lab) {
                status = nn_error_set(err, NN_E_ARG,
                                  "%s: expected --labels FILE for the labels of an IDX file", path);
                goto done;
            }
            TRY(nn_idx_read(&b, lab, NULL, err));
            if (nn_tensor_count(&b) != r->x.shape[0]) {
                status = nn_error_set(err, NN_E_FORMAT, "%s: %zu labels for the %zu rows of %s", lab,
                                  nn_tensor_count(&b), r->x.shape[0], path);
                goto done;
            }
            TRY(name_classes(app, r, &b, err));
        }
    } else {
        nn_xy_desc c = NN_ZERO;
        size_t i, j, k, n, keep;
        TRY(csv_form(in, &c.csv, err));
        c.csv.max_rows = in->rows;
        c.label = in->label;
        c.no_label = !with_label;
        TRY(nn_csv_read_xy(&xy, path, &c, NULL, err));
        n = xy.x.shape[0];
        k = xy.x.shape[1];
        if (n == 0) { status = nn_error_set(err, NN_E_FORMAT, "%s: expected rows, got none", path); goto done; }
        for (i = 0; i < in->drop.n; i++) {
            for (j = 0; j < k && strcmp(xy.names[j], in->drop.v[i]) != 0; j++) { }
            if (j == k) {
                status = nn_error_set(err, NN_E_ARG, "%s: --drop: no column of features is called '%s'", path,
                                      in->drop.v[i]);
                goto done;
            }
        }
        if (in->header) {
            r->names = (const char **)nn_arena_get(&app->arena, (k + 1) * sizeof *r->names);
            if (!r->names) {
                status = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
                goto done;
            }
            if (xy.label) r->label = nn_app_text(app, "%s", xy.label);
        }
        /* --drop: shift the kept columns together */
        for (j = 0, keep = 0; j < k; j++) {
            int drop = 0;
            for (i = 0; i < in->drop.n; i++) if (strcmp(xy.names[j], in->drop.v[i]) == 0) drop = 1;
            if (!with_label && in->label && strcmp(xy.names[j], in->label) == 0) drop = 1;
            if (drop) continue;
            if (r->names) r->names[keep] = nn_app_text(app, "%s", xy.names[j]);
            if (keep != j) for (i = 0; i < n; i++) nn_f32(&xy.x)[i * k + keep] = nn_f32(&xy.x)[i * k + j];
            keep++;
        }
        if (keep != k) {
            size_t shape[2];
            for (i = 0; i < n; i++)
                memmove(nn_f32(&xy.x) + i * keep, nn_f32(&xy.x) + i * k, keep * sizeof(float));
            shape[0] = n; shape[1] = keep;
            a = nn_tensor_view(xy.x.data, NN_F32, 2, shape);
            TRY(nn_tensor_copy(&r->x, &a, NULL, err));
            memset(&a, 0, sizeof a);
        } else { r->x = xy.x; memset(&xy.x, 0, sizeof xy.x); }
        if (with_label) {
            if (nn_tensor_count(&xy.classes)) {
                r->n_classes = nn_tensor_count(&xy.classes);
                r->classes = (const char **)nn_arena_get(&app->arena, r->n_classes * sizeof *r->classes);
                if (!r->classes) {
                    status = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
                    goto done;
                }
                for (i = 0; i < r->n_classes; i++) {
                    char t[256];
                    (void)nn_tensor_text(&xy.classes, i, t, sizeof t);
                    r->classes[i] = nn_app_text(app, "%s", t);
                }
                r->y = xy.y;
                memset(&xy.y, 0, sizeof xy.y);
            } else TRY(name_classes(app, r, &xy.y, err));
        }
    }
    if (r->x.shape[0] == 0 || r->x.shape[1] == 0) {
        status = nn_error_set(err, NN_E_FORMAT, "%s: expected rows and columns, got %zu x %zu", path,
                          r->x.shape[0], r->x.shape[1]);
        goto done;
    }
    status = keep_rows(r, in->rows, err);
done:
    nn_tensor_free(&a);
    nn_tensor_free(&b);
    nn_dict_free(&d);
    nn_xy_free(&xy);
    if (status != NN_OK) rows_free(r);
    return status;
}
/* a column's name and where it stands, sorted by name */
typedef struct column { const char *name; size_t at; } column;
static int by_column_name(const void *a, const void *b)
{
    return strcmp(((const column *)a)->name, ((const column *)b)->name);
}
static column *columns_sorted(const char *const *names, size_t n)
{
    column *c = (column *)malloc((n + 1) * sizeof *c);
    size_t i;
    if (!c) return NULL;
    for (i = 0; i < n; i++) {
        c[i].name = names[i];
        c[i].at = i;
    }
    qsort(c, n, sizeof *c, by_column_name);
    return c;
}
static const column *column_find(const column *c, size_t n, const char *name)
{
    column key = NN_ZERO;
    key.name = name;
    return (const column *)bsearch(&key, c, n, sizeof *c, by_column_name);
}
/* The n columns of r that are called `names`, in that order: another order is put right with a note,
 * a missing column is an error, and so is one that is not among the names, unless --ignore-extra.
 * Tables without names, and names that stand as they are, pass. */
static nn_status match_columns(nn_app *app, const input_opts *in, const char *const *names, size_t n,
                               rows *r, nn_error *err)
{
    size_t i, j, d = r->x.shape[1], n_rows = r->x.shape[0], extra = 0;
    column *have = NULL, *want = NULL;
    size_t *from = NULL;
    nn_tensor x = NN_ZERO;
    nn_status status = NN_OK;
    if (in->by_position || !names || !r->names) return NN_OK;
    for (i = 0; i < n && i < d && strcmp(names[i], r->names[i]) == 0; i++) { }
    if (i == n && n == d) return NN_OK;
    have = columns_sorted(r->names, d);
    want = columns_sorted(names, n);
    from = (size_t *)malloc((n + 1) * sizeof *from);
    if (!have || !want || !from) {
        status = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->path);
        goto done;
    }
    for (i = 0; i < n; i++) {
        const column *c = column_find(have, d, names[i]);
        if (!c) {
            status = nn_error_set(err, NN_E_FORMAT,
                              "%s: no column is called '%s', input %zu of the model; --columns "
                              "position takes columns as they stand",
                              r->path, names[i], i + 1);
            goto done;
        }
        from[i] = c->at;
    }
    for (j = 0; j < d; j++) {
        if (column_find(want, n, r->names[j])) continue;
        extra++;
        if (in->ignore_extra) continue;
        status = nn_error_set(err, NN_E_FORMAT,
                          "%s: column '%s' is none of the model's %zu inputs; --ignore-extra leaves "
                          "it out",
                          r->path, r->names[j], n);
        goto done;
    }
    TRY(nn_tensor_make2(&x, NN_F32, n_rows, n, NULL, err));
    for (i = 0; i < n_rows; i++)
        for (j = 0; j < n; j++) nn_f32(&x)[i * n + j] = nn_f32(&r->x)[i * d + from[j]];
    if (extra) nn_app_say(app, "%s: %zu columns that the model does not know are left out", r->path, extra);
    else nn_app_say(app, "%s: its columns are put in the model's order, by name", r->path);
    nn_app_result_text(app, nn_app_text(app, "columns_of_%s", base_of(r->path)),
                       extra ? "some left out" : "reordered");
    nn_tensor_free(&r->x);
    r->x = x;
    memset(&x, 0, sizeof x);
    r->names = (const char **)(uintptr_t)names;
done:
    nn_tensor_free(&x);
    free(have);
    free(want);
    free(from);
    return status;
}
/* codes of the file's own classes become those of the model */
static nn_status map_classes(nn_app *app, rows *r, const char *const *classes, size_t n, nn_error *err)
{
    int64_t *map = (int64_t *)nn_arena_get(&app->arena, (r->n_classes + 1) * sizeof *map),
            *y = nn_i64(&r->y);
    size_t i, j, rows_n = nn_tensor_count(&r->y);
    if (!map) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->path);
    for (i = 0; i < r->n_classes; i++) {
        map[i] = -1;
        for (j = 0; j < n; j++) if (strcmp(r->classes[i], classes[j]) == 0) map[i] = (int64_t)j;
    }
    for (i = 0; i < rows_n; i++)
        if (map[y[i]] < 0)
            return nn_error_set(err, NN_E_FORMAT,
                            "%s: row %zu: expected one of the %zu labels seen in training (%s ... "
                            "%s), got '%s'",
                            r->path, i + 1, n, classes[0], classes[n - 1], r->classes[y[i]]);
    for (i = 0; i < rows_n; i++) y[i] = map[y[i]];
    r->classes = (const char **)(uintptr_t)classes;
    r->n_classes = n;
    return NN_OK;
}
/* a stratified part takes rows of every class, and leaves some */
static nn_status stratifiable(const rows *r, nn_error *err)
{
    const int64_t *y = nn_i64(&r->y);
    size_t i, k, n = nn_tensor_count(&r->y), *count = (size_t *)calloc(r->n_classes + 1, sizeof *count);
    if (!count) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", r->path);
    for (i = 0; i < n; i++) count[y[i]]++;
    for (k = 0; k < r->n_classes && count[k] != 1; k++) { }
    free(count);
    if (k == r->n_classes) return NN_OK;
    return nn_error_set(err, NN_E_FORMAT, "%s: class '%s' has only 1 row: a validation or test part needs 2 (--val-size 0, "
                        "without --test-size: none is split off)", r->path, r->classes[k]);
}
static nn_status split_rows(rows *keep, rows *part, double share, uint64_t seed, nn_error *err)
{
    nn_split_desc d = NN_ZERO;
    nn_tensor a = NN_ZERO, b = NN_ZERO;
    rows left = *keep, right = *keep;
    nn_status status = NN_OK;
    memset(&left.x, 0, sizeof left.x);
    memset(&left.y, 0, sizeof left.y);
    memset(&right.x, 0, sizeof right.x);
    memset(&right.y, 0, sizeof right.y);
    d.test_size = share;
    d.stratify = &keep->y;
    d.random_state = seed;
    TRY(stratifiable(keep, err));
    TRY(nn_train_test_split(&a, &b, keep->x.shape[0], &d, err));
    TRY(nn_gather_rows(&left.x, &keep->x, &a, NULL, err));
    TRY(nn_gather_rows(&left.y, &keep->y, &a, NULL, err));
    TRY(nn_gather_rows(&right.x, &keep->x, &b, NULL, err));
    TRY(nn_gather_rows(&right.y, &keep->y, &b, NULL, err));
    nn_tensor_free(&keep->x);
    nn_tensor_free(&keep->y);
    *keep = left;
    *part = right;
    memset(&left, 0, sizeof left);
    memset(&right, 0, sizeof right);
done:
    nn_tensor_free(&a);
    nn_tensor_free(&b);
    nn_tensor_free(&left.x);
    nn_tensor_free(&left.y);
    nn_tensor_free(&right.x);
    nn_tensor_free(&right.y);
    return status;
}

/* ==== a model with what belongs to it ==================================== */
typedef nn_model model;                  /* nn_sig.h [MODEL] */
static void model_free(model *m) { nn_model_free(m); }
static void hash_backbone(const nn_mlp *net, char hex[65])
{
    nn_sha256 s;
    size_t n;
    const void *p = nn_mlp_backbone_bytes(net, &n);
    nn_sha256_init(&s);
    nn_sha256_values(&s, p, n / sizeof(float), sizeof(float));
    nn_sha256_hex(&s, hex);
}
/* x / divide, - mean, / std: before a scaler is fitted */
static void prepare(const model *m, rows *r)
{
    size_t i, n = nn_tensor_count(&r->x);
    float *x = nn_f32(&r->x), a = (float)m->divide, b = (float)m->mean, c = (float)m->std;
    if (m->divide != 1) for (i = 0; i < n; i++) x[i] /= a;
    if (m->mean != 0) for (i = 0; i < n; i++) x[i] -= b;
    if (m->std != 1) for (i = 0; i < n; i++) x[i] /= c;
}
static void mask_columns(const model *m, rows *r)
{
    size_t i, j, d = r->x.shape[1];
    float *x = nn_f32(&r->x);
    if (m->keep)
        for (i = 0; i < r->x.shape[0]; i++)
            for (j = 0; j < d; j++)
                if (!m->keep[j]) x[i * d + j] = 0;
}
/* --select: a number of columns, or SELECT_AUTO */
#define SELECT_AUTO SIZE_MAX
static nn_status select_count(nn_app *app, const char *text, size_t *out, nn_error *err)
{
    uint64_t k = 0;
    const size_t n = strlen(text);
    *out = SELECT_AUTO;
    if (strcmp(text, "auto") == 0) return NN_OK;
    if (n == 0 || nn_u64_parse(text, n, &k) != n || k > 1000000)
        return nn_app_misuse(app, err, "--select: expected auto or a whole number up to 1000000, got '%s'",
                             text);
    *out = (size_t)k;
    return NN_OK;
}
/* The k columns with the largest F ratio stay, ties to the earlier one. SELECT_AUTO: those whose F
 * ratio chance reaches in fewer than 0.05 / d of columns that carry nothing (Bonferroni: of twenty
 * tables without anything to find, one keeps a column); where there is none, all stay. */
static nn_status select_columns(nn_app *app, model *m, const rows *r, size_t k, nn_error *err)
{
    const size_t d = r->x.shape[1];
    double *f = (double *)malloc(2 * d * sizeof *f), *p = f + d;
    size_t i, j, kept = 0;
    nn_status status = NN_OK;
    m->keep = (unsigned char *)nn_arena_get(&app->arena, d);
    if (!f || !m->keep) { free(f); return nn_error_set(err, NN_E_NOMEM, "out of memory"); }
    status = nn_f_classif(f, p, &r->x, nn_i64(&r->y), r->n_classes, NULL, err);
    memset(m->keep, 0, d);
    if (status == NN_OK && k == SELECT_AUTO) {
        for (j = 0; j < d; j++) {
            m->keep[j] = p[j] * (double)d < 0.05;
            kept += m->keep[j];
        }
        if (kept) nn_app_say(app, "%s: --select auto keeps %zu of %zu columns", r->path, kept, d);
        else {
            memset(m->keep, 1, d);
            nn_app_say(app, "%s: --select auto finds no column whose classes differ in their means: all "
                            "%zu stay", r->path, d);
        }
    }
    for (i = 0; status == NN_OK && k != SELECT_AUTO && i < k && i < d; i++) {
        size_t best = d;
        for (j = 0; j < d; j++) if (!m->keep[j] && (best == d || f[j] > f[best])) best = j;
        m->keep[best] = 1;
    }
    free(f);
    return status;
}
static size_t columns_kept(const model *m, size_t d)
{
    size_t j, kept = 0;
    for (j = 0; j < d; j++) kept += !m->keep || m->keep[j];
    return kept;
}
static nn_status prepare_all(const model *m, rows *r, nn_error *err)
{
    if (r->x.shape[1] != m->net->n_in)
        return nn_error_set(err, NN_E_FORMAT,
                        "%s: expected %zu columns as the model has inputs, got %zu", r->path,
                        m->net->n_in, r->x.shape[1]);
    nn_model_input(m, nn_f32(&r->x), r->x.shape[0]);
    return NN_OK;
}
/* STEM_model.pth, STEM_head.pth, STEM_model.json, STEM_model.safetensors, STEM_model.onnx; the
 * weights last, so that no checkpoint stands without its JSON. */
static nn_status model_save(nn_app *app, model *m, const char *stem, const opts *o, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_status status = NN_OK;
    const char *js = nn_app_path(app, "%s_model.json", stem), *path[4], *pattern[4] = { "head.*", NULL, NULL, NULL };
    const int wanted[4] = { 1, 1, o->safetensors, o->onnx };
    size_t i;
    path[0] = nn_app_path(app, "%s_head.pth", stem);
    path[1] = nn_app_path(app, "%s_model.pth", stem);
    path[2] = nn_app_path(app, "%s_model.safetensors", stem);
    path[3] = nn_app_path(app, "%s_model.onnx", stem);
    TRY(nn_model_hash(m, err));
    TRY(nn_model_json(m, &b, 1, 1, err));
    TRY(nn_buf_text(&b, "\n", err));
    TRY(nn_file_write(js, b.data, b.len, NULL, err));
    nn_app_wrote(app, js);
    for (i = 0; i < 4; i++)
        if (wanted[i]) {
            TRY(nn_model_save(m, path[i], pattern[i], err));
            nn_app_wrote(app, path[i]);
        }
done:
    nn_buf_free(&b);
    return status;
}

/* -- reading -- */
/* --map OLD=NEW as pairs */
static nn_status map_pairs(nn_app *app, const renames *map, const char ***pairs, nn_error *err)
{
    const char **p = (const char **)nn_arena_get(&app->arena, (2 * map->list.n + 1) * sizeof *p);
    size_t i;
    *pairs = p;
    if (!p) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    for (i = 0; i < map->list.n; i++) {
        const char *eq = strchr(map->list.v[i], '=');
        if (!eq || i >= sizeof map->met)
            return nn_app_misuse(app, err, "--map: expected OLD=NEW, at most %zu of them, got '%s'",
                                 sizeof map->met, map->list.v[i]);
        p[2 * i] = nn_app_text(app, "%.*s", (int)(eq - map->list.v[i]), map->list.v[i]);
        p[2 * i + 1] = eq + 1;
    }
    return NN_OK;
}
/* once all models are read: each OLD was the beginning of some name */
static nn_status maps_met(nn_app *app, const renames *map, nn_error *err)
{
    size_t i;
    for (i = 0; i < map->list.n; i++)
        if (!map->met[i])
            return nn_app_misuse(app, err, "--map: has no effect here; no tensor's name begins as in '%s'",
                                 map->list.v[i]);
    return NN_OK;
}
static const char *json_path(nn_app *app, const char *path)
{
    char buf[4096];
    const char *beside = nn_model_sidecar(buf, sizeof buf, path);
    return beside ? nn_app_text(app, "%s", beside) : NULL;
}
/* the document's, the original's, or listed widths; layers [cap] of backbone then head; *nb of them
 * backbone */
static nn_status parse_arch(nn_mlp_layer_desc *layers, size_t cap, size_t *nb, size_t *nh,
                            const char *arch, const nn_ints *head, size_t D, nn_act act,
                            nn_error *err)
{
    size_t n = 0, i;
    memset(layers, 0, cap * sizeof *layers);
    for (i = 0; i < cap; i++) layers[i].act = act;
    if (strcmp(arch, "uniform") == 0) { for (i = 0; i < 10; i++) layers[n++].width = D; }
    else if (strcmp(arch, "tapered") == 0) {
        if (D < 4) return nn_error_set(err, NN_E_ARG, "--arch: tapered needs at least 4 inputs, got %zu", D);
        for (i = 0; i < 5; i++) layers[n++].width = D;
        layers[n].act = NN_ACT_IDENTITY;
        layers[n].dropout = -1;
        layers[n++].width = D / 2;
        for (i = 0; i < 5; i++) layers[n++].width = D / 2;
    } else {
        const char *s = arch;
        while (*s) {
            uint64_t w;
            size_t used = nn_u64_parse(s, strlen(s), &w);
            if (!used || w == 0 || w > 1000000 || n + 2 > cap ||
                (s[used] && s[used] != ',' && s[used] != '-'))
                return nn_error_set(
                    err, NN_E_ARG,
                    "--arch: expected uniform, tapered or widths such as 256,64, got '%s'", arch);
            layers[n++].width = (size_t)w;
            s += used;
            if (*s) s++;
        }
        if (!n) return nn_error_set(err, NN_E_ARG, "--arch: expected uniform, tapered or widths, got nothing");
    }
    *nb = n;
    *nh = 0;
    if (head && head->n) {
        if (n + head->n >= cap)
            return nn_error_set(err, NN_E_LIMIT, "--head-hidden: expected fewer layers, got %zu",
                            head->n);
        for (i = 0; i < head->n; i++) layers[n++].width = (size_t)head->v[i];
        *nh = head->n;
    } else if (strcmp(arch, "uniform") == 0) { layers[n++].width = D / 2 ? D / 2 : 1; *nh = 1; }
    else if (strcmp(arch, "tapered") == 0) { layers[n++].width = D / 4; *nh = 1; }
    return NN_OK;
}
static nn_status check_arch(model *m, const char *path, const char *arch, nn_act act, nn_error *err)
{
    nn_mlp_layer_desc want[256];
    size_t nb, nh, i, have = m->net->n_layers - 1;
    NN_TRY(parse_arch(want, 255, &nb, &nh, arch, NULL, m->net->n_in, act, err));
    if (have != nb + nh)
        return nn_error_set(err, NN_E_FORMAT, "%s: expected the %zu hidden layers of --arch %s, got %zu", path,
                            nb + nh, arch, have);
    for (i = 0; i < have; i++) {
        nn_mlp_layer *l = &m->net->layers[i];
        if (l->n_out != want[i].width)
            return nn_error_set(err, NN_E_FORMAT, "%s: layer %zu: expected %zu outputs as --arch %s says, got %zu",
                                path, i, want[i].width, arch, l->n_out);
        if (!m->described && want[i].act == NN_ACT_IDENTITY) l->act = NN_ACT_IDENTITY;
    }
    return NN_OK;
}
/* model_load: `path` alone, or the backbone of `path` with the head of `head`. arch and act as the
 * user gave them (NULL = not). */
static nn_status model_load(nn_app *app, model *m, const char *path, const char *head,
                            const char *arch, const char *act, renames *map, nn_error *err)
{
    nn_status status = NN_OK;
    nn_model_desc d = NN_ZERO;
    const char **pairs;
    memset(m, 0, sizeof *m);
    d.head = head;
    d.act = act ? nn_act_parse(act) : NN_ACT_DEFAULT;
    if (act && d.act == NN_ACT_DEFAULT)
        return nn_error_set(err, NN_E_ARG, "--act: expected an activation such as relu or gelu, got '%s'", act);
    TRY(map_pairs(app, map, &pairs, err));
    d.rename = pairs;
    d.n_rename = map->list.n;
    d.met = map->met;
    d.ignore_hash = map->ignore_hash;
    TRY(nn_model_open(m, path, &d, err));
    if (m->passed_over) nn_app_warn(app, "%s: describes no model: not read", m->passed_over);
    if (m->described && act)                         /* --arch is still compared */
        TRY(nn_app_misuse(app, err, "--act: has no effect here; the JSON of %s says what it is", m->path));
    if (!m->described && !act && m->net->n_layers > 1)
        nn_app_warn(app, "%s: nothing says its activation: relu is taken (--act)", m->path);
    if (arch) TRY(check_arch(m, path, arch, d.act, err));
    if (!app->quiet)
        nn_app_say(app, "%s: %zu tensors matched, 0 missing, 0 unexpected, 0 reshaped%s", path,
                   2 * m->net->n_layers, m->by_order ? " (by order)" : "");
done:
    if (status != NN_OK) {
        model_free(m);
        if (strstr(err->msg, "describes other weights") && strlen(err->msg) + 17 < sizeof err->msg)
            strcat(err->msg, " (--ignore-hash)");
    }
    return status;
}

/* ==== judging ============================================================ */
#define ECE_BINS 15
typedef struct eval {
    size_t n, k;
    double accuracy, loss, ece, top3, auc, balanced;
    nn_class_score macro, weighted, *per;
    int64_t *cm, *pred, *counts;
    double *p, conf[ECE_BINS], acc[ECE_BINS];
    size_t bin[ECE_BINS];
    char *text;
} eval;
static void eval_free(eval *e)
{
    free(e->per);
    free(e->cm);
    free(e->pred);
    free(e->p);
    free(e->text);
    free(e->counts);
    memset(e, 0, sizeof *e);
}
static nn_status judge(nn_app *app, const model *m, const rows *r, eval *e, nn_error *err)
{
    size_t n = r->x.shape[0], k = m->net->n_out, i, j, need;
    nn_status status = NN_OK;
    nn_class_metrics cm;
    float *z = (float *)malloc(n * k * sizeof *z);
    memset(e, 0, sizeof *e);
    e->n = n; e->k = k;
    e->p = (double *)malloc(n * k * sizeof *e->p);
    e->pred = (int64_t *)malloc(n * sizeof *e->pred);
    e->cm = (int64_t *)calloc(k * k, sizeof *e->cm);
    e->per = (nn_class_score *)calloc(k, sizeof *e->per);
    e->counts = (int64_t *)calloc(k, sizeof *e->counts);
    if (!z || !e->p || !e->pred || !e->cm || !e->per || !e->counts) {
        status = nn_error_set(err, NN_E_NOMEM, "%s: out of memory for %zu rows", r->path, n);
        goto done;
    }
    TRY(nn_mlp_predict(m->net, z, nn_mlp_dense(nn_f32(&r->x), 0), n, (int)app->threads, err));
    for (i = 0; i < n; i++) {
        double top = -1e300, sum = 0;
        for (j = 0; j < k; j++) if ((double)z[i * k + j] > top) top = (double)z[i * k + j];
        for (j = 0; j < k; j++) sum += e->p[i * k + j] = nn_exp((double)z[i * k + j] - top);
        for (j = 0; j < k; j++) e->p[i * k + j] /= sum;
    }
    nn_argmax_rows_f32(e->pred, z, n, k);
    if (r->y.ndim) {
        const int64_t *y = nn_i64(&r->y);
        TRY(nn_confusion_matrix(e->cm, y, e->pred, n, k, err));
        for (i = 0; i < n; i++) e->counts[y[i]]++;
        nn_class_metrics_make(&cm, e->per, e->cm, k);
        e->accuracy = cm.accuracy;
        e->balanced = cm.balanced_accuracy;
        e->macro = cm.macro;
        e->weighted = cm.weighted;
        e->loss = nn_log_loss(y, e->p, n, k);
        e->ece = nn_ece(e->conf, e->acc, e->bin, y, e->p, n, k, ECE_BINS);
        e->top3 = k > 3 ? nn_topk_accuracy(y, e->p, n, k, 3) : 1;
        e->auc = NAN;
        if (nn_roc_auc_ovr(&e->auc, NULL, NULL, y, e->p, n, k, NULL, NULL) != NN_OK) e->auc = NAN;
        need = nn_class_report(NULL, 0, e->cm, k, m->classes, 4, 0);
        e->text = (char *)malloc(need + 1);
        if (!e->text) { status = nn_error_set(err, NN_E_NOMEM, "out of memory"); goto done; }
        (void)nn_class_report(e->text, need + 1, e->cm, k, m->classes, 4, 0);
    }
done:
    free(z);
    if (status != NN_OK) eval_free(e);
    return status;
}
static nn_status write_confusion(nn_app *app, const eval *e, const char *const *classes,
                                 const char *path, nn_error *err)
{
    nn_csv_writer c = NN_ZERO;
    nn_writer *w = NULL;
    nn_status status = NN_OK;
    size_t i, j;
    TRY(nn_writer_open(&w, path, NULL, err));
    TRY(nn_csv_begin(&c, w, e->k + 1, 0, NULL, err));
    nn_csv_put_str(&c, "true\\predicted");
    for (j = 0; j < e->k; j++) nn_csv_put_str(&c, classes[j]);
    for (i = 0; i < e->k; i++) {
        nn_csv_put_str(&c, classes[i]);
        for (j = 0; j < e->k; j++) nn_csv_put_i64(&c, e->cm[i * e->k + j]);
    }
    TRY(nn_csv_end(&c, err));
    status = nn_writer_commit(w, err);
    w = NULL;
    if (status == NN_OK) nn_app_wrote(app, path);
done:
    nn_writer_abort(w);
    return status;
}
static const char *percent(nn_app *app, double v)
{
    return v == v ? nn_app_text(app, "%.2f%%", 100 * v) : "-";
}
/* STEM_classification_report.txt, STEM_confusion.csv, and the plots of one evaluation into the report */
static nn_status show_eval(nn_app *app, nn_report *rep, const model *m, const eval *e,
                           const char *stem, const char *what, nn_error *err)
{
    const char *txt = nn_app_path(app, "%s_classification_report.txt", stem),
               *csv = nn_app_path(app, "%s_confusion.csv", stem);
    nn_status s = nn_file_write(txt, e->text, strlen(e->text), NULL, err);
    nn_plot p;
    nn_series q[3];
    size_t i, k = e->k;
    double *cells, *col;
    if (s == NN_OK) { nn_app_wrote(app, txt); s = write_confusion(app, e, m->classes, csv, err); }
    if (s != NN_OK) return s;
    cells = (double *)malloc((k * k + 4 * k + 2) * sizeof *cells);
    if (!cells) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    col = cells + k * k;
    for (i = 0; i < k * k; i++) cells[i] = (double)e->cm[i];
    for (i = 0; i < k; i++) {
        col[i] = e->per[i].precision;
        col[k + i] = e->per[i].recall;
        col[2 * k + i] = e->per[i].f1;
        col[3 * k + i] = (double)e->counts[i];
    }
    memset(&p, 0, sizeof p);
    memset(q, 0, sizeof q);
    p.kind = NN_PLOT_HEAT;
    p.title = nn_app_text(app, "Confusion matrix, %s", what);
    p.x_label = "predicted class";
    p.y_label = "true class";
    p.categories = p.rows = m->classes;
    p.n_categories = p.n_rows = k;
    p.cells = cells;
    p.format = "%.0f";
    nn_report_plot(
        rep, &p, nn_app_text(app, "%sconfusion", *app->stem ? "" : nn_app_text(app, "%s_", stem)));
    memset(&p, 0, sizeof p);
    p.kind = NN_PLOT_BAR;
    p.title = nn_app_text(app, "Precision, recall and F1 of each class, %s", what);
    p.x_label = "class";
    p.y_label = "score (0..1)";
    p.categories = m->classes;
    p.n_categories = k;
    p.series = q;
    p.n_series = 3;
    p.y_max = 1;
    p.y_min = 0;
    q[0].label = "precision";
    q[0].y = col;
    q[1].label = "recall";
    q[1].y = col + k;
    q[2].label = "F1";
    q[2].y = col + 2 * k;
    q[0].n = q[1].n = q[2].n = k;
    nn_report_plot(
        rep, &p, nn_app_text(app, "%sper_class", *app->stem ? "" : nn_app_text(app, "%s_", stem)));
    q[0].label = NULL;
    q[0].y = col + 3 * k;
    p.title = nn_app_text(app, "Rows of each class, %s", what);
    p.y_label = "rows";
    p.n_series = 1;
    p.y_max = 0;
    nn_report_plot(rep, &p, NULL);
    {
        double x[ECE_BINS], y[ECE_BINS], line[2] = { 0, 1 };
        size_t n = 0;
        for (i = 0; i < ECE_BINS; i++) if (e->bin[i]) { x[n] = e->conf[i]; y[n++] = e->acc[i]; }
        memset(&p, 0, sizeof p);
        memset(q, 0, sizeof q);
        p.title = nn_app_text(app, "Calibration, %s", what);
        p.note = nn_app_text(app,
                             "expected calibration error %.4f over %d bins; on the dashed line "
                             "confidence equals accuracy",
                             e->ece, ECE_BINS);
        p.x_label = "mean confidence of the bin";
        p.y_label = "accuracy of the bin";
        p.series = q;
        p.n_series = 2;
        p.y_max = 1;
        q[0].label = "model";
        q[0].x = x;
        q[0].y = y;
        q[0].n = n;
        q[0].points = 1;
        q[1].label = "perfect";
        q[1].x = line;
        q[1].y = line;
        q[1].n = 2;
        q[1].dashed = 1;
        nn_report_plot(
            rep, &p,
            nn_app_text(app, "%scalibration", *app->stem ? "" : nn_app_text(app, "%s_", stem)));
    }
    nn_report_pre(rep, nn_app_text(app, "Classification report, %s", what), e->text);
    nn_report_file(rep, txt, NULL);
    nn_report_file(rep, csv, NULL);
    free(cells);
    return NN_OK;
}

/* ==== training =========================================================== */
typedef struct fit_run {
    nn_app *app;
    const fit_opts *f;
    const char *state_path;
    nn_progress progress;
    double last_save;
    int stopped, save;
    nn_error err;
} fit_run;
static nn_status save_state(fit_run *r, const nn_trainer *t)
{
    nn_dict d = NN_ZERO;
    nn_status s = nn_trainer_state(t, &d, &r->err);
    if (s == NN_OK) s = nn_pth_write(r->state_path, &d, NULL, &r->err);
    nn_dict_free(&d);
    r->last_save = nn_app_seconds();
    return s;
}
static int on_step(const nn_train_event *e, void *user)
{
    fit_run *r = (fit_run *)user;
    nn_progress_step(&r->progress, (double)e->step / (double)(e->steps ? e->steps : 1), e->loss, NAN);
    return 0;
}
static int on_epoch(const nn_train_event *e, void *user)
{
    fit_run *r = (fit_run *)user;
    int now = r->f->checkpoint ? e->epoch % r->f->checkpoint == 0 : nn_app_seconds() - r->last_save > 20;
    nn_progress_step(&r->progress, (double)e->epoch,
                     e->val_loss == e->val_loss ? e->val_loss : e->loss,
                     e->val_metric == e->val_metric ? e->val_metric : e->metric);
    r->stopped = nn_app_stopped();
    r->save = now || r->stopped;
    return 0;
}
/* the epochs, one call each, so that the state is saved between them */
static nn_status run_epochs(fit_run *r, nn_trainer *t, nn_error *err)
{
    nn_status s = NN_OK;
    while (!t->stopped && t->epoch < t->desc.epochs && !r->stopped) {
        nn_train_event e;
        s = nn_trainer_epoch(t, &e, err);
        if (s != NN_OK) return s;
        if (r->save) {
            s = save_state(r, t);
            if (s != NN_OK) { if (err) *err = r->err; return s; }
            r->save = 0;
        }
    }
    return s;
}
static nn_init init_kind(int i)
{
    static const nn_init kind[5] = { NN_INIT_DEFAULT, NN_INIT_HE, NN_INIT_HE_NORMAL, NN_INIT_XAVIER,
                                     NN_INIT_PHILOX };
    return kind[i];
}
static nn_status class_weights(nn_app *app, const char *what, const rows *r, float **out, nn_error *err)
{
    size_t k = r->n_classes, i, n = r->x.shape[0], at = 0;
    float *w;
    *out = NULL;
    if (!what || strcmp(what, "none") == 0) return NN_OK;
    w = (float *)nn_arena_get(&app->arena, (k + 1) * sizeof *w);
    if (!w) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    memset(w, 0, k * sizeof *w);
    if (strcmp(what, "balanced") == 0) {             /* n / (k count), scikit-learn's rule */
        for (i = 0; i < n; i++) w[nn_i64(&r->y)[i]] += 1;
        for (i = 0; i < k; i++) w[i] = w[i] > 0 ? (float)((double)n / ((double)k * (double)w[i])) : 0;
    } else {
        for (i = 0; i < k; i++) {
            double v;
            size_t used = nn_f64_parse(what + at, strlen(what + at), &v);
            if (!used || !(v >= 0) || v - v != 0 ||
                (what[at + used] != 0 && what[at + used] != ','))
                return nn_error_set(err, NN_E_ARG,
                                "--class-weights: expected none, balanced or %zu numbers, got '%s'",
                                k, what);
            w[i] = (float)v;
            at += used;
            if (what[at]) at++;
            else if (i + 1 < k)
                return nn_error_set(err, NN_E_ARG, "--class-weights: expected %zu numbers, got %zu", k,
                                i + 1);
        }
        if (what[at]) return nn_error_set(err, NN_E_ARG, "--class-weights: expected %zu numbers, got more", k);
        for (i = 0; i < k && w[i] == 0; i++) { }
        if (i == k) return nn_app_misuse(app, err, "--class-weights: all of them are 0: nothing would be learned");
    }
    *out = w;
    return NN_OK;
}
static nn_status write_history(nn_app *app, const nn_train_result *h, const char *path, nn_error *err)
{
    nn_csv_writer c = NN_ZERO;
    nn_writer *w = NULL;
    nn_status status = NN_OK;
    size_t i;
    static const char *const name[6] = { "epoch",    "train_loss",   "train_accuracy",
                                         "val_loss", "val_accuracy", "lr" };
    TRY(nn_writer_open(&w, path, NULL, err));
    TRY(nn_csv_begin(&c, w, 6, 0, NULL, err));
    for (i = 0; i < 6; i++) nn_csv_put_str(&c, name[i]);
    for (i = 0; i < h->epochs; i++) {
        nn_csv_put_i64(&c, (int64_t)i + 1);
        nn_csv_put_f64(&c, h->train_loss[i]);
        nn_csv_put_f64(&c, h->train_metric[i]);
        nn_csv_put_f64(&c, h->val_loss[i]);
        nn_csv_put_f64(&c, h->val_metric[i]);
        nn_csv_put_f64(&c, h->lr[i]);
    }
    TRY(nn_csv_end(&c, err));
    status = nn_writer_commit(w, err);
    w = NULL;
    if (status == NN_OK) nn_app_wrote(app, path);
done:
    nn_writer_abort(w);
    return status;
}
/* The epochs with the lowest validation loss and with the highest validation accuracy (of equal ones
 * the lower loss), from 1; 0 = none. */
static void two_choices(const nn_train_result *h, size_t *by_loss, size_t *by_accuracy)
{
    size_t i, a = SIZE_MAX, b = SIZE_MAX;
    for (i = 0; i < h->epochs; i++) {
        const double loss = h->val_loss[i], acc = h->val_metric[i];
        if (!(loss - loss == 0) || !(acc - acc == 0)) continue;
        if (a == SIZE_MAX || loss < h->val_loss[a]) a = i;
        if (b == SIZE_MAX || acc > h->val_metric[b] ||
            (acc >= h->val_metric[b] && loss < h->val_loss[b]))
            b = i;
    }
    *by_loss = a == SIZE_MAX ? 0 : a + 1;
    *by_accuracy = b == SIZE_MAX ? 0 : b + 1;
}
/* what each --monitor would have kept, on the page and among the results */
static void show_choices(nn_app *app, nn_report *rep, const nn_train_result *h, size_t kept_epoch,
                         const char *pre)
{
    static const char *const by[2] = { "loss", "accuracy" };
    static const char *const said[2] = { "the lowest validation loss", "the highest validation accuracy" };
    static const char *const columns[4] = { "choice", "epoch", "validation accuracy", "validation loss" };
    const char *cells[8];
    size_t at[2], i;
    two_choices(h, &at[0], &at[1]);
    if (!at[0]) return;
    for (i = 0; i < 2; i++) {
        const char *kept = at[i] == kept_epoch ? " (kept)" : "";
        cells[4 * i] = nn_app_text(app, "--monitor %s: %s%s", by[i], said[i], kept);
        cells[4 * i + 1] = nn_app_text(app, "%zu", at[i]);
        cells[4 * i + 2] = nn_app_text(app, "%.4f", h->val_metric[at[i] - 1]);
        cells[4 * i + 3] = nn_app_text(app, "%.4f", h->val_loss[at[i] - 1]);
        nn_app_count(app, nn_app_text(app, "%sepoch_by_%s", pre, by[i]), at[i]);
        nn_app_result(app, nn_app_text(app, "%sval_accuracy_by_%s", pre, by[i]), h->val_metric[at[i] - 1]);
    }
    nn_report_table(rep, "What each choice of the best epoch keeps", columns, 4, cells, 2);
}
static void plot_history(nn_app *app, nn_report *rep, const nn_train_result *h, const char *what,
                         const char *stem, int has_val)
{
    nn_plot p;
    nn_series q[2];
    size_t i, last = h->epochs > 20 ? 20 : 0;
    double *x = (double *)malloc((h->epochs + 1) * sizeof *x);
    const char *pre = *app->stem ? "" : nn_app_text(app, "%s_", stem);
    size_t by_loss, by_accuracy;
    if (!x) return;
    two_choices(h, &by_loss, &by_accuracy);
    for (i = 0; i < h->epochs; i++) x[i] = (double)i + 1;
    memset(&p, 0, sizeof p);
    memset(q, 0, sizeof q);
    p.series = q;
    p.n_series = has_val ? 2 : 1;
    p.x_label = "epoch";
    p.zero_y = 1;
    q[0].label = "training";
    q[1].label = "validation";
    q[0].x = q[1].x = x;
    q[0].n = q[1].n = h->epochs;
    p.title = nn_app_text(app, "Loss, %s", what);
    p.y_label = "cross-entropy (nats)";
    q[0].y = h->train_loss;
    q[1].y = h->val_loss;
    if (by_loss) p.note = nn_app_text(app, "lowest validation loss at epoch %zu of %zu", by_loss, h->epochs);
    nn_report_plot(rep, &p, nn_app_text(app, "%sloss", pre));
    p.title = nn_app_text(app, "Accuracy, %s", what);
    p.y_label = "accuracy (0..1)";
    q[0].y = h->train_metric;
    q[1].y = h->val_metric;
    if (by_accuracy)
        p.note = nn_app_text(app, "highest validation accuracy at epoch %zu of %zu", by_accuracy, h->epochs);
    nn_report_plot(rep, &p, nn_app_text(app, "%saccuracy", pre));
    if (last) {
        p.title = nn_app_text(app, "Loss of the last %zu epochs, %s", last, what);
        p.y_label = "cross-entropy (nats)";
        p.note = NULL;
        p.zero_y = 0;
        q[0].x = q[1].x = x + h->epochs - last;
        q[0].n = q[1].n = last;
        q[0].y = h->train_loss + h->epochs - last;
        q[1].y = h->val_loss + h->epochs - last;
        nn_report_plot(rep, &p, nn_app_text(app, "%sloss_last", pre));
    }
    free(x);
}
/* name of the run from the training file: dataset1_train.csv -> dataset1 */
static const char *name_of(nn_app *app, const char *path)
{
    const char *b = strrchr(path, '/'), *e;
    size_t n;
    b = b ? b + 1 : path;
    n = strcspn(b, ".");
    e = b + n;
    if (n > 6 && strncmp(e - 6, "_train", 6) == 0) n -= 6;
    else if (n > 5 && strncmp(e - 5, "_test", 5) == 0) n -= 5;
    return nn_app_text(app, "%.*s", (int)(n ? n : 4), n ? b : "data");
}
/* of the results of one training among several: mlp_dataset2_finetuned -> dataset2_finetuned_ */
static const char *result_prefix(nn_app *app, const char *stem)
{
    if (*app->stem) return "";
    return nn_app_text(app, "%s_", stem + (strncmp(stem, "mlp_", 4) == 0 ? 4 : 0));
}
typedef struct fit_figures {
    double val_accuracy, val_loss, test_accuracy, test_loss, ece;
    size_t best_epoch, epochs;
    char weights[65];
    int unchanged;
} fit_figures;

/* ==== controls: what a model must beat =================================== */
typedef struct control_job {
    nn_app *app;
    nn_report *rep;
    const fit_opts *f;
    const model *m;                      /* the trained model */
    const rows *train, *judged;          /* ready for the network; judged: test or validation rows */
    const char *judged_name;
    const eval *own;                     /* the model on them */
    nn_train_set train_set, val_set;
    nn_train_desc desc;                  /* the budget that the model had */
    nn_torch_rng *rng;                   /* --compat's, or NULL */
    int tuned;
    uint64_t seed;
    const char *pre, *what;
} control_job;
/* right [n] of a control, its accuracy, and what the model is above it on the same rows */
typedef struct control {
    const char *name;
    double *right, accuracy;
    nn_interval gain;
} control;
static double right_rows(double *right, const int64_t *y, const int64_t *pred, size_t n)
{
    double hits = 0;
    size_t i;
    for (i = 0; i < n; i++) {
        right[i] = y[i] == pred[i];
        hits += right[i];
    }
    return hits / (double)n;
}
/* The most frequent class of the training rows, and a logistic regression (C = 1) on them, each column
 * at mean 0 and variance 1. */
static nn_status simple_controls(const control_job *j, control *majority, control *logistic, nn_error *err)
{
    const size_t n = j->judged->x.shape[0], rows_n = j->train->x.shape[0], k = j->m->net->n_out;
    const int64_t *y = nn_i64(&j->judged->y), *seen = nn_i64(&j->train->y);
    size_t *count = (size_t *)calloc(k, sizeof *count), i, top = 0;
    int64_t *pred = (int64_t *)malloc(n * sizeof *pred);
    nn_tensor x = NN_ZERO;
    nn_scaler scaler = NN_ZERO;
    nn_logistic_desc d = NN_ZERO;
    nn_linear fitted = NN_ZERO;
    nn_status status = NN_OK;
    if (!count || !pred) {
        status = nn_error_set(err, NN_E_NOMEM, "out of memory");
        goto done;
    }
    for (i = 0; i < rows_n; i++) count[seen[i]]++;
    for (i = 0; i < k; i++) if (count[i] > count[top]) top = i;
    for (i = 0; i < n; i++) pred[i] = (int64_t)top;
    majority->accuracy = right_rows(majority->right, y, pred, n);
    TRY(nn_tensor_copy(&x, &j->train->x, NULL, err));
    TRY(nn_scaler_fit(&scaler, &x, err));
    TRY(nn_scaler_transform(&scaler, &x, err));
    d.n_classes = k;
    d.tol = 1e-4;                        /* of a control nobody reads the tenth digit */
    d.max_iter = 25;
    d.threads = (int)j->app->threads;
    TRY(nn_logistic_fit(&fitted, &x, seen, &d, err));
    nn_tensor_free(&x);
    TRY(nn_tensor_copy(&x, &j->judged->x, NULL, err));
    TRY(nn_scaler_transform(&scaler, &x, err));
    TRY(nn_linear_predict(pred, &fitted, &x, err));
    logistic->accuracy = right_rows(logistic->right, y, pred, n);
done:
    free(count);
    free(pred);
    nn_tensor_free(&x);
    nn_scaler_free(&scaler);
    nn_linear_free(&fitted);
    return status;
}
static int control_epoch(const nn_train_event *e, void *user)
{
    (void)e;
    (void)user;
    return nn_app_stopped();
}
/* The model's own shape from new initial weights, trained as long and on the same rows: with all of
 * its layers, or (frozen) the head on a random backbone. From scratch a rate that suits fine-tuning may
 * be too low: ten times the rate is tried too, and the better one by the validation part is taken. */
static nn_status network_control(const control_job *j, control *out, int frozen, nn_error *err)
{
    const size_t n = j->judged->x.shape[0];
    const int tries = frozen || !j->val_set.n ? 1 : 2;
    int t;
    double best = -1;
    nn_mlp *net = NULL;
    eval e = NN_ZERO;
    nn_status status = NN_OK;
    out->accuracy = NAN;
    for (t = 0; t < tries; t++) {
        nn_train_desc d = j->desc;
        nn_train_result hist = NN_ZERO;
        model m = *j->m;
        double at;
        if (t) {
            d.optim.lr *= 10;
            d.optim.head_lr *= 10;
        }
        d.on_step = NULL;
        d.on_epoch = control_epoch;
        d.torch_rng = j->rng;
        if (j->rng) nn_torch_seed(j->rng, j->seed);
        nn_mlp_destroy(net);
        net = NULL;
        TRY(nn_mlp_copy(&net, j->m->net, NULL, err));
        (void)nn_mlp_freeze(net, NULL, 0);
        TRY(nn_mlp_init(net, 0, net->n_layers, init_kind(j->f->init), j->seed, err));
        if (frozen) {
            char pat[4096];
            const char *bp = nn_mlp_backbone_pattern(net, pat, sizeof pat);
            if (bp) (void)nn_mlp_freeze(net, bp, 1);
        }
        status = nn_train_fit(net, &j->train_set, j->val_set.n ? &j->val_set : NULL, &d, &hist, err);
        at = hist.best_epoch && j->val_set.n ? hist.val_metric[hist.best_epoch - 1] : 0;
        nn_train_result_free(&hist);
        if (nn_app_stopped()) {
            nn_app_interrupted(j->app, "the model is saved; its controls start anew");
            status = nn_error_set(err, NN_E_STOPPED, "interrupted");
        }
        if (status == NN_E_NONFINITE) {              /* the rate was too high: it loses */
            status = NN_OK;
            continue;
        }
        if (status != NN_OK) goto done;
        if (at <= best) continue;
        best = at;
        m.net = net;
        TRY(judge(j->app, &m, j->judged, &e, err));
        out->accuracy = right_rows(out->right, nn_i64(&j->judged->y), e.pred, n);
        eval_free(&e);
    }
done:
    nn_mlp_destroy(net);
    eval_free(&e);
    return status;
}
/* in words: is it more than the largest class, more than a line? */
static const char *verdict_of(const control_job *j, const control *majority, const control *logistic)
{
    const nn_interval own = nn_wilson(j->own->accuracy * (double)j->own->n, (double)j->own->n, 0);
    if (!(own.lo > majority->accuracy)) return "at chance";
    if (logistic->gain.lo > 0) return "above a logistic regression";
    if (logistic->gain.hi < 0) return "below a logistic regression";
    return "level with a logistic regression";
}
/* Controls beside a model: results, a table, and the verdict on the first screen. */
static nn_status show_controls(const control_job *j, nn_error *err)
{
    static const char *const key[4] = { "majority", "logistic", "scratch", "random_backbone" };
    static const char *const columns[3] = { "on the same rows", "accuracy", "the model is above it by" };
    static const char *const name[4] = { "majority class", "logistic regression",
                                         "the same network from scratch, same epochs, the better of its "
                                         "rate and ten times it",
                                         "a random backbone, frozen; its head trained" };
    const size_t n = j->own->n, n_controls = j->tuned ? 4 : 2;
    nn_app *app = j->app;
    control c[4];
    double *block = (double *)malloc(5 * n * sizeof *block), *own = block;
    const char *cells[15], *verdict;
    size_t i, rows_n = 0;
    nn_status status = NN_OK;
    if (!block) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    memset(c, 0, sizeof c);
    for (i = 0; i < 4; i++) {
        c[i].name = name[i];
        c[i].right = block + (i + 1) * n;
        c[i].accuracy = c[i].gain.lo = c[i].gain.hi = NAN;
    }
    (void)right_rows(own, nn_i64(&j->judged->y), j->own->pred, n);
    TRY(simple_controls(j, &c[0], &c[1], err));
    /* whole models are compared with whole models, frozen ones with frozen ones */
    if (j->tuned && !j->f->freeze) TRY(network_control(j, &c[2], 0, err));
    if (j->tuned) TRY(network_control(j, &c[3], 1, err));
    cells[rows_n++] = nn_app_text(app, "%s", j->what);
    cells[rows_n++] = percent(app, j->own->accuracy);
    cells[rows_n++] = "";
    for (i = 0; i < n_controls; i++) {
        nn_bootstrap_desc d = NN_ZERO;
        if (c[i].accuracy != c[i].accuracy) continue;
        d.seed = 1;
        d.threads = (int)app->threads;
        TRY(nn_bootstrap_paired(&c[i].gain, own, c[i].right, n, NULL, &d, err));
        nn_app_result(app, nn_app_text(app, "%s%s_accuracy", j->pre, key[i]), c[i].accuracy);
        cells[rows_n++] = c[i].name;
        cells[rows_n++] = percent(app, c[i].accuracy);
        cells[rows_n++] = nn_app_text(app, "%+.1f points (%+.1f to %+.1f)", 100 * c[i].gain.mean,
                                      100 * c[i].gain.lo, 100 * c[i].gain.hi);
    }
    verdict = verdict_of(j, &c[0], &c[1]);
    nn_app_result_text(app, nn_app_text(app, "%sverdict", j->pre), verdict);
    nn_report_figure(j->rep, nn_app_text(app, "%s%sverdict", *j->pre ? j->what : "", *j->pre ? ": " : ""),
                     verdict,
                     nn_app_text(app, "%s; majority class %s, logistic regression %s",
                                 percent(app, j->own->accuracy), percent(app, c[0].accuracy),
                                 percent(app, c[1].accuracy)));
    if (j->tuned) {
        const control *against = &c[j->f->freeze ? 3 : 2];
        const char *transfer = against->gain.lo > 0 ? "helps" : "no transfer";
        if (against->gain.hi < 0) transfer = "harms";
        if (against->accuracy == against->accuracy) {
            nn_app_result(app, nn_app_text(app, "%stransfer_gain", j->pre), against->gain.mean);
            nn_app_result(app, nn_app_text(app, "%stransfer_gain_low", j->pre), against->gain.lo);
            nn_app_result(app, nn_app_text(app, "%stransfer_gain_high", j->pre), against->gain.hi);
            nn_app_result_text(app, nn_app_text(app, "%stransfer", j->pre), transfer);
            nn_report_figure(j->rep, nn_app_text(app, "%s%stransfer", *j->pre ? j->what : "", *j->pre ? ": " : ""),
                             transfer,
                             nn_app_text(app, "%+.1f points (%+.1f to %+.1f) above %s", 100 * against->gain.mean,
                                         100 * against->gain.lo, 100 * against->gain.hi, against->name));
        }
    }
    nn_report_table(j->rep, nn_app_text(app, "%s beside its controls, %zu %s rows (95 %% intervals of paired rows)",
                                        j->what, n, j->judged_name),
                    columns, 3, cells, rows_n / 3);
done:
    free(block);
    return status;
}

/* mean 0 and variance 1 of the training rows, applied to all of them and kept with the model */
static nn_status fit_scaler(nn_app *app, model *m, nn_tensor *train, nn_tensor *val, nn_tensor *test, nn_error *err)
{
    const size_t bytes = train->shape[1] * sizeof(double);
    nn_scaler s = NN_ZERO;
    nn_status status = NN_OK;
    TRY(nn_scaler_fit(&s, train, err));
    TRY(nn_scaler_transform(&s, train, err));
    if (val->ndim) TRY(nn_scaler_transform(&s, val, err));
    if (test->ndim) TRY(nn_scaler_transform(&s, test, err));
    m->scaler_mean = (double *)nn_arena_get(&app->arena, bytes);
    m->scaler_scale = (double *)nn_arena_get(&app->arena, bytes);
    if (!m->scaler_mean || !m->scaler_scale) {
        status = nn_error_set(err, NN_E_NOMEM, "out of memory");
        goto done;
    }
    memcpy(m->scaler_mean, s.mean.data, bytes);
    memcpy(m->scaler_scale, s.scale.data, bytes);
done:
    nn_scaler_free(&s);
    return status;
}
/* fit: load, split, train (or fine-tune `base`), judge, save under STEM. *out receives the model of
 * the first seed. */
/* one call of fit: what is asked, and what it holds meanwhile */
typedef struct fit_job {
    nn_app *app;
    const opts *o;
    const fit_opts *f;
    const input_opts *in;
    const model *base;            /* NULL: from scratch */
    const char *stem;             /* the files' names begin with it */
    nn_report *rep;
    model *out;                   /* out: the first seed's */
    fit_figures *fig;             /* out */
    rows tr, va, te;
    int val_is_test, has_val;
    size_t select, val_n, test_n;
    float *cw;
    nn_train_desc td;
    nn_torch_rng torch_rng;
    model m;                      /* of the seed in hand */
    nn_train_set ts, vs;
    nn_trainer *t;
    nn_train_result hist;
    eval ev, et;                  /* on validation rows, on test rows */
    fit_run run;
    double *val_acc, *test_acc;   /* [seeds] */
    size_t n_done, n_params;
    char before[65], after[65];   /* the backbone's hash */
} fit_job;

/* The rows of training, validation and test, as the network will see them. */
static nn_status fit_rows(fit_job *q, nn_error *err)
{
    nn_app *app = q->app;
    const opts *o = q->o;
    const input_opts *in = q->in;
    const model *base = q->base;
    nn_status status = NN_OK;
    int standardize = in->standardize;
    TRY(select_count(app, in->select, &q->select, err));
    TRY(load_rows(app, in, in->train, in->labels, 1, &q->tr, err));
    if (q->tr.n_classes < 2) {
        status = nn_error_set(err, NN_E_FORMAT, "%s: expected at least two classes, got %zu", q->tr.path,
                          q->tr.n_classes);
        goto done;
    }
    if (base) TRY(match_columns(app, in, base->features, base->net->n_in, &q->tr, err));
    if (in->test) {
        input_opts named = with_label_of(in, in->test, q->tr.label);
        TRY(load_rows(app, &named, in->test, in->test_labels, 1, &q->te, err));
        TRY(map_classes(app, &q->te, q->tr.classes, q->tr.n_classes, err));
        TRY(match_columns(app, in, q->tr.names, q->tr.x.shape[1], &q->te, err));
        if (q->te.x.shape[1] != q->tr.x.shape[1]) {
            status = nn_error_set(err, NN_E_FORMAT, "%s: expected %zu columns as in %s, got %zu",
                              q->te.path, q->tr.x.shape[1], q->tr.path, q->te.x.shape[1]);
            goto done;
        }
    } else if (in->test_size > 0) TRY(split_rows(&q->tr, &q->te, in->test_size, in->split_seed, err));
    q->m.divide = in->divide;
    q->m.mean = in->mean;
    q->m.std = in->std;
    if (base && !nn_app_asked(app, "data.input_divide") && !nn_app_asked(app, "data.input_mean") &&
        !nn_app_asked(app, "data.input_std")) {
        q->m.divide = base->divide;
        q->m.mean = base->mean;
        q->m.std = base->std;
    }
    if (o->compat && q->te.x.ndim) q->val_is_test = 1;
    else if (in->val_size > 0) TRY(split_rows(&q->tr, &q->va, in->val_size, in->val_seed, err));
    prepare(&q->m, &q->tr);
    if (q->va.x.ndim) prepare(&q->m, &q->va);
    if (q->te.x.ndim) prepare(&q->m, &q->te);
    if (base && base->scaler_mean && !nn_app_asked(app, "data.standardize")) standardize = 1;
    if (standardize) {
        TRY(fit_scaler(app, &q->m, &q->tr.x, &q->va.x, &q->te.x, err));
    }
    if (q->select > 0) {
        TRY(select_columns(app, &q->m, &q->tr, q->select, err));
        mask_columns(&q->m, &q->tr);
        if (q->va.x.ndim) mask_columns(&q->m, &q->va);
        if (q->te.x.ndim) mask_columns(&q->m, &q->te);
    }
    q->has_val = q->val_is_test || q->va.x.ndim;
done:
    return status;
}
/* what the model says of itself, class weights, counts of rows */
static nn_status fit_names(fit_job *q, nn_error *err)
{
    nn_status status = NN_OK;
    q->m.name = q->f->name;
    q->m.classes = q->tr.classes;
    q->m.n_classes = q->tr.n_classes;
    q->m.features = q->tr.names;
    q->m.label = q->tr.label;
    q->m.from = q->base ? q->base->weights : NULL;
    TRY(class_weights(q->app, q->f->class_weights, &q->tr, &q->cw, err));
    q->val_n = q->val_is_test ? q->te.x.shape[0] : q->va.x.ndim ? q->va.x.shape[0] : 0;
    q->test_n = q->te.x.ndim ? q->te.x.shape[0] : 0;
done:
    return status;
}
static void fit_desc(fit_job *q)
{
    nn_app *app = q->app;
    const opts *o = q->o;
    const fit_opts *f = q->f;
    q->td.epochs = f->epochs;
    q->td.batch_size = f->batch;
    q->td.loss.label_smoothing = f->smoothing;
    q->td.loss.class_weight = q->cw;
    q->td.optim.kind = (nn_opt)(f->optimizer + 1);
    q->td.optim.lr = f->lr;
    q->td.optim.head_lr = f->head_lr;
    q->td.optim.momentum = f->momentum;
    q->td.optim.nesterov = f->nesterov;
    q->td.optim.amsgrad = f->amsgrad;
    q->td.optim.weight_decay = f->weight_decay > 0 ? f->weight_decay : NN_OFF;
    q->td.schedule.kind = (nn_schedule_kind)(f->schedule + 1);
    q->td.schedule.every = f->every;
    q->td.schedule.patience = f->every;
    q->td.schedule.gamma = f->gamma;
    q->td.schedule.floor = f->floor;
    q->td.schedule.warmup = f->warmup;
    q->td.shuffle = o->compat ? NN_SHUFFLE_TORCH : NN_SHUFFLE_DEFAULT;
    q->td.clip_norm = f->clip;
    q->td.patience = q->has_val ? f->patience : 0;
    q->td.keep_best = q->has_val && !f->last;
    if (!q->has_val) q->td.monitor = NN_MONITOR_TRAIN_LOSS;
    else if (!f->monitor) q->td.monitor = NN_MONITOR_LOSS;
    else q->td.monitor = o->compat ? NN_MONITOR_METRIC : NN_MONITOR_METRIC_LOSS;
    q->td.on_step = on_step;
    q->td.on_epoch = on_epoch;
    q->td.threads = (int)app->threads;
    q->td.literal_seed = 1;
}
/* a copy of the base with a new head */
static nn_status fit_tuned(fit_job *q, uint64_t seed, nn_error *err)
{
    nn_app *app = q->app;
    const fit_opts *f = q->f;
    const model *base = q->base;
    nn_status status = NN_OK;
    size_t hidden[32], nh = 0;
    if (base->net->n_in != q->tr.x.shape[1]) {
        status =
            nn_error_set(err, NN_E_FORMAT, "%s: expected %zu columns as %s has inputs, got %zu",
                     q->tr.path, base->net->n_in, base->path, q->tr.x.shape[1]);
        goto done;
    }
    for (nh = 0; nh < f->head.n && nh < 32; nh++) hidden[nh] = (size_t)f->head.v[nh];
    TRY(nn_mlp_copy(&q->m.net, base->net, NULL, err));
    TRY(nn_mlp_replace_head(q->m.net, q->tr.n_classes, nh ? hidden : NULL, nh, init_kind(f->init),
                            seed, err));
    (void)nn_mlp_freeze(q->m.net, NULL, 0);
    if (f->freeze) {
        char pat[4096];
        const char *bp = nn_mlp_backbone_pattern(q->m.net, pat, sizeof pat);
        if (!bp || !nn_mlp_freeze(q->m.net, bp, 1)) {
            status = nn_error_set(err, NN_E_ARG, "--freeze-backbone: no backbone tensor found");
            goto done;
        }
    }
    memcpy(q->m.initial, base->initial, sizeof q->m.initial);
    memcpy(q->m.from_backbone, base->backbone, sizeof q->m.from_backbone);
    if (f->dropout > 0 || nn_app_asked(app, "finetune.dropout")) {
        size_t i;
        for (i = 0; i + 1 < q->m.net->n_layers; i++)
            if (q->m.net->layers[i].act != NN_ACT_IDENTITY)
                q->m.net->layers[i].dropout = (float)f->dropout;
    }
done:
    return status;
}
static nn_status fit_fresh(fit_job *q, uint64_t seed, nn_error *err)
{
    const opts *o = q->o;
    const fit_opts *f = q->f;
    nn_mlp_desc desc = NN_ZERO;
    nn_mlp_layer_desc layers[256];
    nn_status status = NN_OK;
    size_t nb, nh, i;
    TRY(parse_arch(layers, 255, &nb, &nh, f->arch, &f->head, q->tr.x.shape[1],
                   (nn_act)(f->act + 1), err));
    desc.n_in = q->tr.x.shape[1];
    desc.n_out = q->tr.n_classes;
    desc.backbone = layers;
    desc.n_backbone = nb;
    desc.head = layers + nb;
    desc.n_head = nh;
    desc.act = (nn_act)(f->act + 1);
    desc.dropout = f->dropout;
    desc.init = init_kind(f->init);
    desc.seed = seed;
    desc.literal_seed = 1;
    for (i = 0; i < nb; i++)
        if (o->compat && layers[i].act == NN_ACT_IDENTITY) desc.names = NN_NAMES_ORIGINAL;
    if (o->compat) desc.torch_rng = &q->torch_rng;
    TRY(nn_mlp_create(&q->m.net, &desc, err));
    hash_backbone(q->m.net, q->m.initial);
done:
    return status;
}
/* network and trainer of seed s */
static nn_status fit_start(fit_job *q, size_t s, nn_error *err)
{
    nn_app *app = q->app;
    const opts *o = q->o;
    const fit_opts *f = q->f;
    const uint64_t seed = app->seed + s;
    nn_status status = NN_OK;
    nn_torch_seed(&q->torch_rng, seed);
    TRY(q->base ? fit_tuned(q, seed, err) : fit_fresh(q, seed, err));
    hash_backbone(q->m.net, q->before);
    q->n_params = q->m.net->n_params;
    q->m.seed = seed;
    q->td.seed = seed;
    q->td.torch_rng = o->compat ? &q->torch_rng : NULL;
    q->td.user = &q->run;
    TRY(nn_train_set_make(&q->ts, &q->tr.x, &q->tr.y, err));
    if (q->has_val)
        TRY(nn_train_set_make(&q->vs, q->val_is_test ? &q->te.x : &q->va.x,
                              q->val_is_test ? &q->te.y : &q->va.y, err));
    TRY(nn_trainer_create(&q->t, q->m.net, &q->ts, q->has_val ? &q->vs : NULL, &q->td, err));
    memset(&q->run, 0, sizeof q->run);
    q->run.app = app;
    q->run.f = f;
    q->run.last_save = nn_app_seconds();
    q->run.state_path = nn_app_path(app, "%s_state.pth", q->stem);
done:
    return status;
}
/* what it would take: a few steps, timed */
static nn_status fit_dry(fit_job *q, nn_error *err)
{
    nn_app *app = q->app;
    const fit_opts *f = q->f;
    nn_status status = NN_OK;
    size_t steps = (q->tr.x.shape[0] + f->batch - 1) / f->batch, runs = f->seeds, k, i,
           take = f->batch < q->tr.x.shape[0] ? f->batch : q->tr.x.shape[0];
    size_t *idx = (size_t *)nn_arena_get(&app->arena, take * sizeof *idx);
    double t0, per;
    for (i = 0; idx && i < take; i++) idx[i] = i;
    TRY(nn_trainer_step(q->t, idx, take, NULL, err));
    t0 = nn_app_seconds();
    for (k = 0; k < 20 && nn_app_seconds() - t0 < 2; k++)
        TRY(nn_trainer_step(q->t, idx, take, NULL, err));
    per = (nn_app_seconds() - t0) / (double)(k ? k : 1);
    nn_app_count(app, "train_rows", q->tr.x.shape[0]);
    nn_app_count(app, "val_rows", q->val_n);
    nn_app_count(app, "test_rows", q->test_n);
    nn_app_count(app, "parameters", q->n_params);
    nn_app_count(app, "updates", (uint64_t)steps * f->epochs * f->seeds);
    if (q->base && f->controls && (q->te.x.ndim || q->has_val)) runs += f->freeze ? 1 : q->has_val ? 3 : 2;
    nn_app_result(app, "estimated_seconds", per * (double)steps * (double)f->epochs * (double)runs);
    nn_app_count(app, "trainer_bytes", nn_train_bytes(q->m.net, &q->ts, q->has_val ? &q->vs : NULL, &q->td));
    nn_app_count(app, "checkpoint_bytes", (uint64_t)q->n_params * 4);
done:
    return status;
}
static nn_status fit_resume(fit_job *q, nn_error *err)
{
    nn_app *app = q->app;
    nn_dict saved = NN_ZERO;
    nn_status status = NN_OK;
    if (!app->resume) TRY(nn_file_remove(q->run.state_path, NULL, err));      /* another run's */
    if (app->resume && nn_file_exists(q->run.state_path, NULL)) {
        if (nn_pth_read(&saved, q->run.state_path, NULL, err) != NN_OK ||
            nn_trainer_restore(q->t, &saved, err) != NN_OK) {
            const char *why = nn_app_text(app, "%s", err->msg);
            status = nn_app_refuse(app, err, "--resume: %s: %s", q->run.state_path, why);
            goto done;
        }
        nn_app_say(app, "resumed after epoch %zu of %zu", q->t->epoch, q->f->epochs);
    }
done:
    nn_dict_free(&saved);
    return status;
}
/* epochs, judged on validation and test rows */
static nn_status fit_train(fit_job *q, size_t s, nn_error *err)
{
    nn_app *app = q->app;
    const fit_opts *f = q->f;
    nn_status status = NN_OK;
    nn_progress_begin(
        &q->run.progress, app,
        nn_app_text(app, "%s%s", f->name,
                    f->seeds > 1 ? nn_app_text(app, " seed %zu/%zu", s + 1, f->seeds) : ""),
        (double)f->epochs, "epochs");
    nn_progress_from(&q->run.progress, (double)q->t->epoch);
    TRY(run_epochs(&q->run, q->t, err));
    if (q->run.stopped && q->t->epoch < f->epochs && !q->t->stopped) {
        nn_app_interrupted(app, nn_app_text(app, "epoch %zu of %zu is done, state saved in %s",
                                            q->t->epoch, f->epochs, q->run.state_path));
        status = nn_error_set(err, NN_E_STOPPED, "interrupted");
        goto done;
    }
    if (s == 0) { status = save_state(&q->run, q->t); if (status != NN_OK) { *err = q->run.err; goto done; } }
    /* nothing left but to put the best weights in place and hand out the history */
    TRY(nn_trainer_run(q->t, &q->hist, err));
    q->run.progress.done = (double)q->hist.epochs;
    nn_progress_end(&q->run.progress);
    hash_backbone(q->m.net, q->after);
    q->m.epochs = q->hist.epochs;
    q->m.best_epoch = q->hist.best_epoch;
    if (q->has_val) TRY(judge(app, &q->m, q->val_is_test ? &q->te : &q->va, &q->ev, err));
    if (q->te.x.ndim) TRY(judge(app, &q->m, &q->te, &q->et, err));
    q->val_acc[s] = q->has_val ? q->ev.accuracy : NAN;
    q->test_acc[s] = q->te.x.ndim ? q->et.accuracy : NAN;
    q->n_done++;
done:
    return status;
}
static nn_status fit_controls(fit_job *q, nn_error *err)
{
    control_job j;
    memset(&j, 0, sizeof j);
    j.app = q->app;
    j.rep = q->rep;
    j.f = q->f;
    j.m = &q->m;
    j.train = &q->tr;
    j.judged = q->te.x.ndim ? &q->te : &q->va;
    j.judged_name = q->te.x.ndim ? "test" : "validation";
    j.own = q->te.x.ndim ? &q->et : &q->ev;
    j.train_set = q->ts;
    if (q->has_val) j.val_set = q->vs;
    j.desc = q->td;
    j.rng = q->o->compat ? &q->torch_rng : NULL;
    j.tuned = q->base != NULL;
    j.seed = q->m.seed;
    j.pre = result_prefix(q->app, q->stem);
    j.what = q->f->name;
    return show_controls(&j, err);
}
/* of the first seed: files, figures, its part of the report */
static nn_status fit_keep(fit_job *q, nn_error *err)
{
    nn_app *app = q->app;
    const opts *o = q->o;
    const fit_opts *f = q->f;
    const char *stem = q->stem, *what = f->name;
    nn_report *rep = q->rep;
    fit_figures *fig = q->fig;
    nn_status status = NN_OK;
    TRY(model_save(app, &q->m, stem, o, err));
    TRY(write_history(app, &q->hist, nn_app_path(app, "%s_history.csv", stem), err));
    fig->val_accuracy = q->val_acc[0];
    fig->val_loss = q->has_val ? q->ev.loss : NAN;
    fig->test_accuracy = q->test_acc[0];
    fig->test_loss = q->te.x.ndim ? q->et.loss : NAN;
    fig->ece = q->te.x.ndim ? q->et.ece : NAN;
    fig->best_epoch = q->hist.best_epoch;
    fig->epochs = q->hist.epochs;
    fig->unchanged = strcmp(q->before, q->after) == 0;
    memcpy(fig->weights, q->m.weights, sizeof fig->weights);
    if (f->controls && (q->te.x.ndim || q->has_val)) TRY(fit_controls(q, err));
    plot_history(app, rep, &q->hist, what, stem, q->has_val);
    show_choices(app, rep, &q->hist, f->last ? 0 : q->hist.best_epoch, result_prefix(app, stem));
    if (q->te.x.ndim)
        TRY(show_eval(app, rep, &q->m, &q->et, stem, nn_app_text(app, "%s, test rows", what),
                      err));
    else if (q->has_val)
        TRY(show_eval(app, rep, &q->m, &q->ev, stem,
                      nn_app_text(app, "%s, validation rows", what), err));
    {
        size_t need = nn_mlp_summary(q->m.net, NULL, 0);
        char *sum = (char *)malloc(need + 1);
        if (sum) {
            (void)nn_mlp_summary(q->m.net, sum, need + 1);
            nn_report_pre(rep, nn_app_text(app, "Model, %s", what), sum);
            free(sum);
        }
    }
    nn_report_file(rep, nn_app_path(app, "%s_model.pth", stem),
                   "torch.load(..., weights_only=True)");
    nn_report_file(rep, nn_app_path(app, "%s_head.pth", stem), "the head alone");
    nn_report_file(rep, nn_app_path(app, "%s_model.json", stem),
                   "architecture, classes, scaler, hashes");
    nn_report_file(rep, nn_app_path(app, "%s_history.csv", stem), NULL);
    *q->out = q->m;
    q->m.net = NULL;
done:
    return status;
}
/* mean and interval over the seeds */
static void fit_means(fit_job *q, const char *pre)
{
    nn_app *app = q->app;
    const nn_interval a = nn_mean_interval(q->test_acc, q->n_done, 0);
    const nn_interval b = nn_mean_interval(q->val_acc, q->n_done, 0);
    if (q->te.x.ndim) {
        nn_app_result(app, nn_app_text(app, "%saccuracy_mean", pre), a.mean);
        nn_app_result(app, nn_app_text(app, "%saccuracy_low", pre), a.lo);
        nn_app_result(app, nn_app_text(app, "%saccuracy_high", pre), a.hi);
    }
    if (q->has_val) {
        nn_app_result(app, nn_app_text(app, "%sval_accuracy_mean", pre), b.mean);
        nn_app_result(app, nn_app_text(app, "%sval_accuracy_low", pre), b.lo);
        nn_app_result(app, nn_app_text(app, "%sval_accuracy_high", pre), b.hi);
    }
    if (q->te.x.ndim)
        nn_report_figure(q->rep, nn_app_text(app, "mean of %zu seeds, test", q->n_done),
                         percent(app, a.mean),
                         nn_app_text(app, "95 %% interval %s to %s", percent(app, a.lo),
                                     percent(app, a.hi)));
}
static nn_status fit_results(fit_job *q, nn_error *err)
{
    nn_app *app = q->app;
    const fit_opts *f = q->f;
    const model *base = q->base;
    const fit_figures *fig = q->fig;
    const char *stem = q->stem, *what = f->name;
    nn_report *rep = q->rep;
    const char *pre = result_prefix(app, stem);
    if (q->has_val) nn_app_result(app, nn_app_text(app, "%sval_accuracy", pre), fig->val_accuracy);
    if (q->te.x.ndim) {
        nn_app_result(app, nn_app_text(app, "%saccuracy", pre), fig->test_accuracy);
        nn_app_result(app, nn_app_text(app, "%sloss", pre), fig->test_loss);
        nn_app_result(app, nn_app_text(app, "%sece", pre), fig->ece);
    }
    if (q->select == SELECT_AUTO)
        nn_app_count(app, nn_app_text(app, "%scolumns_kept", pre), columns_kept(q->out, q->tr.x.shape[1]));
    nn_app_count(app, nn_app_text(app, "%sparameters", pre), q->n_params);
    nn_app_count(app, nn_app_text(app, "%sbest_epoch", pre), fig->best_epoch);
    nn_app_result_text(app, nn_app_text(app, "%sweights_sha256", pre), fig->weights);
    if (base) {
        nn_app_result_text(app, nn_app_text(app, "%sbackbone_before_sha256", pre), q->before);
        nn_app_result_text(app, nn_app_text(app, "%sbackbone_after_sha256", pre), q->after);
        if (f->freeze && strcmp(q->before, q->after) != 0)
            return nn_error_set(err, NN_E_ARG, "internal: the frozen backbone changed");
    }
    if (q->n_done > 1) fit_means(q, pre);
    if (q->te.x.ndim)
        nn_report_figure(
            rep, nn_app_text(app, "test accuracy%s%s", *pre ? ", " : "", *pre ? what : ""),
            percent(app, fig->test_accuracy),
            nn_app_text(app, "%zu rows never used to decide%s", q->test_n,
                        q->val_is_test ? " (--compat: it decided)" : ""));
    if (q->has_val && !*pre)
        nn_report_figure(rep, "validation accuracy", percent(app, fig->val_accuracy),
                         nn_app_text(app, "%zu rows, best epoch %zu of %zu", q->val_n,
                                     fig->best_epoch, fig->epochs));
    if (!*pre) {
        nn_report_figure(
            rep, "parameters", nn_app_text(app, "%zu", q->n_params),
            base ? (f->freeze ? "backbone frozen: its bytes are the same before and after" :
                                "backbone trained on") :
                   NULL);
        if (q->te.x.ndim)
            nn_report_figure(rep, "calibration error", nn_app_text(app, "%.4f", fig->ece),
                             "ECE, 15 bins; 0 = confidence equals accuracy");
    }
    return NN_OK;
}
static void fit_seed_free(fit_job *q)
{
    nn_trainer_destroy(q->t);
    nn_mlp_destroy(q->m.net);
    nn_train_result_free(&q->hist);
    eval_free(&q->ev);
    eval_free(&q->et);
    q->t = NULL;
    q->m.net = NULL;
}
/* Trains f->seeds networks on q->in; q's fields from rows on are its own. On failure *q->out is empty. */
static nn_status fit(fit_job *q, nn_error *err)
{
    nn_app *app = q->app;
    const size_t seeds = q->f->seeds;
    nn_status status = NN_OK;
    size_t s;
    memset(q->fig, 0, sizeof *q->fig);
    memset(q->out, 0, sizeof *q->out);
    q->val_acc = (double *)nn_arena_get(&app->arena, seeds * sizeof *q->val_acc);
    q->test_acc = (double *)nn_arena_get(&app->arena, seeds * sizeof *q->test_acc);
    if (!q->val_acc || !q->test_acc) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    TRY(fit_rows(q, err));
    TRY(fit_names(q, err));
    fit_desc(q);
    for (s = 0; s < seeds; s++) {
        TRY(fit_start(q, s, err));
        if (app->dry_run) { TRY(fit_dry(q, err)); goto done; }
        if (s == 0) TRY(fit_resume(q, err));
        TRY(fit_train(q, s, err));
        if (s == 0) TRY(fit_keep(q, err));
        fit_seed_free(q);
        if (nn_app_stopped() && s + 1 < seeds) {
            nn_app_warn(app, "interrupted after %zu of %zu seeds", s + 1, seeds);
            break;
        }
    }
    TRY(fit_results(q, err));
done:
    fit_seed_free(q);
    rows_free(&q->tr);
    rows_free(&q->va);
    rows_free(&q->te);
    if (status != NN_OK) model_free(q->out);
    return status;
}

/* ==== generate =========================================================== */
static nn_status parse_shift(nn_app *app, const char *s, const char *flag, size_t n, double *one,
                             const double **list, int *random, nn_error *err)
{
    double *v;
    size_t k = 0, at = 0, len = strlen(s);
    *list = NULL;
    *random = 0;
    if (strcmp(s, "random") == 0 || strcmp(s, "none") == 0 || strcmp(s, "None") == 0) {
        *random = 1;
        return NN_OK;
    }
    v = (double *)nn_arena_get(&app->arena, (n + 1) * sizeof *v);
    if (!v) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    while (at < len) {
        size_t used = k < n ? nn_f64_parse(s + at, len - at, &v[k]) : 0;
        if (!used || v[k] - v[k] != 0 || (s[at + used] && s[at + used] != ','))
            return nn_error_set(err, NN_E_ARG,
                            "%s: expected a number, random or %zu numbers, got '%.40s'", flag, n,
                            s);
        k++;
        at += used;
        if (at < len) at++;
    }
    if (k == 1) *one = v[0];
    else if (k == n) *list = v;
    else return nn_error_set(err, NN_E_ARG, "%s: expected 1 or %zu numbers, got %zu", flag, n, k);
    return NN_OK;
}
/* what the generator is told */
static nn_status describe_set(nn_app *app, const gen_opts *g, nn_classification_desc *d, nn_error *err)
{
    double shift = 0, scale = 1;
    *d = nn_classification_desc_default();
    d->n_samples = g->n_samples;
    d->n_features = g->n_features;
    d->n_informative = g->n_informative;
    d->n_redundant = g->n_redundant;
    d->n_repeated = g->n_repeated;
    d->n_classes = g->n_classes;
    d->n_clusters_per_class = g->n_clusters;
    d->weights = g->weights.n ? g->weights.v : NULL;
    d->n_weights = g->weights.n;
    d->flip_y = g->flip_y;
    d->class_sep = g->class_sep;
    d->no_hypercube = !g->hypercube;
    d->no_shuffle = !g->shuffle;
    d->random_state = g->random_state;
    d->stable = g->stable;
    d->threads = (int)app->threads;
    NN_TRY(parse_shift(app, g->shift, "--shift", g->n_features, &shift, &d->shifts, &d->random_shift, err));
    NN_TRY(parse_shift(app, g->scale, "--scale", g->n_features, &scale, &d->scales, &d->random_scale, err));
    d->shift = shift;
    d->scale = scale;
    return NN_OK;
}
/* a set's description in its truth file, and back */
#define SET_SIZES(X)                                                                     \
    X(n_samples) X(n_features) X(n_informative) X(n_redundant) X(n_repeated) X(n_classes) \
    X(n_clusters)
static void json_set(nn_json_writer *w, const gen_opts *g)
{
    nn_json_begin_object(w);
#define X(name) nn_json_key(w, #name); nn_json_u64(w, g->name);
    SET_SIZES(X)
#undef X
    nn_json_key(w, "weights");
    nn_json_f64s(w, g->weights.v, g->weights.n);
    nn_json_key(w, "flip_y");
    nn_json_f64(w, g->flip_y);
    nn_json_key(w, "class_sep");
    nn_json_f64(w, g->class_sep);
    nn_json_key(w, "hypercube");
    nn_json_bool(w, g->hypercube);
    nn_json_key(w, "shift");
    nn_json_string(w, g->shift);
    nn_json_key(w, "scale");
    nn_json_string(w, g->scale);
    nn_json_key(w, "shuffle");
    nn_json_bool(w, g->shuffle);
    nn_json_key(w, "random_state");
    nn_json_u64(w, g->random_state);
    nn_json_key(w, "stable");
    nn_json_bool(w, g->stable);
    nn_json_end(w);
}
/* -- each key has the kind of value that json_set writes, or is refused by its name -- */
static nn_status said_number(double *out, const nn_json *of, const char *key, double lo, double hi, const char *path,
                             nn_error *err)
{
    const nn_json *v = nn_json_get(of, key);
    *out = nn_json_num(v, NAN);
    if (*out >= lo && *out <= hi) return NN_OK;
    return nn_error_set(err, NN_E_FORMAT, "%s: %s: expected a number from %g to %g, got %s", path, key, lo, hi,
                        !v ? "nothing" : *out == *out ? "another" : nn_json_type_name(v->type));
}
static nn_status said_bool(int *out, const nn_json *of, const char *key, const char *path, nn_error *err)
{
    const nn_json *v = nn_json_get(of, key);
    *out = v && v->type == NN_JSON_BOOL ? v->v.i != 0 : 0;
    if (v && v->type == NN_JSON_BOOL) return NN_OK;
    return nn_error_set(err, NN_E_FORMAT, "%s: %s: expected true or false, got %s", path, key,
                        v ? nn_json_type_name(v->type) : "nothing");
}
static nn_status said_text(nn_app *app, const char **out, const nn_json *of, const char *key, const char *path,
                           nn_error *err)
{
    const nn_json *v = nn_json_get(of, key);
    *out = nn_app_text(app, "%s", nn_json_str(v, ""));
    if (v && v->type == NN_JSON_STRING) return NN_OK;
    return nn_error_set(err, NN_E_FORMAT, "%s: %s: expected text, got %s", path, key,
                        v ? nn_json_type_name(v->type) : "nothing");
}
static nn_status read_set(nn_app *app, gen_opts *g, const char *path, nn_error *err)
{
    nn_buf text = NN_ZERO;
    nn_json *root = NULL, *v, *list;
    double number;
    nn_status status = NN_OK;
    memset(g, 0, sizeof *g);
    TRY(nn_file_read(&text, path, NULL, err));
    TRY(nn_json_parse(&root, &app->arena, (const char *)text.data, text.len, path, NULL, err));
    if (nn_json_get(root, "related_to")) {
        status = nn_error_set(err, NN_E_UNSUPPORTED, "%s: is a related set itself: --related-to expects "
                              "the set that it was related to", path);
        goto done;
    }
    v = nn_json_get(root, "set");
    if (!v || v->type != NN_JSON_OBJECT) {
        status = nn_error_set(err, NN_E_FORMAT, "%s: set: expected how the set was made, as generate "
                              "writes it since version 0.2, got %s",
                              path, v ? nn_json_type_name(v->type) : "nothing");
        goto done;
    }
#define X(name) TRY(said_number(&number, v, #name, 0, 1e9, path, err)); g->name = (size_t)number;
    SET_SIZES(X)
#undef X
    list = nn_json_get(v, "weights");
    if (!list || list->type != NN_JSON_ARRAY) {
        status = nn_error_set(err, NN_E_FORMAT, "%s: weights: expected a list of numbers, got %s", path,
                              list ? nn_json_type_name(list->type) : "nothing");
        goto done;
    }
    if (list->n) {
        double *w = (double *)nn_arena_get(&app->arena, list->n * sizeof *w);
        if (!w) { status = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path); goto done; }
        g->weights.v = w;
        for (list = list->v.first; list; list = list->next) w[g->weights.n++] = nn_json_num(list, 0);
    }
    TRY(said_number(&g->flip_y, v, "flip_y", -1, 1, path, err));
    TRY(said_number(&g->class_sep, v, "class_sep", 0, 1e6, path, err));
    TRY(said_bool(&g->hypercube, v, "hypercube", path, err));
    TRY(said_text(app, &g->shift, v, "shift", path, err));
    TRY(said_text(app, &g->scale, v, "scale", path, err));
    TRY(said_bool(&g->shuffle, v, "shuffle", path, err));
    TRY(said_number(&number, v, "random_state", 0, 18446744073709551615.0, path, err));
    list = nn_json_get(v, "random_state");
    g->random_state = list->type == NN_JSON_UINT ? list->v.u : (uint64_t)nn_json_int(list, 0);
    TRY(said_bool(&g->stable, v, "stable", path, err));
done:
    nn_buf_free(&text);
    return status;
}
/* --related-to: what was not asked for is the base's */
static nn_status relate_set(nn_app *app, gen_opts *g, gen_opts *base, nn_error *err)
{
    NN_TRY(read_set(app, base, g->related_to, err));
    g->base = base;
    g->stable = 1;
    g->n_features = base->n_features;
    g->n_informative = base->n_informative;
    g->n_redundant = base->n_redundant;
    g->n_repeated = base->n_repeated;
    if (!nn_app_asked(app, "generate.n_samples")) g->n_samples = base->n_samples;
    if (!nn_app_asked(app, "generate.n_clusters_per_class")) g->n_clusters = base->n_clusters;
    if (!nn_app_asked(app, "generate.n_classes")) {
        g->n_classes = base->n_classes;
        if (!nn_app_asked(app, "generate.weights")) g->weights = base->weights;
    }
    if (!nn_app_asked(app, "generate.flip_y")) g->flip_y = base->flip_y;
    if (!nn_app_asked(app, "generate.class_sep")) g->class_sep = base->class_sep;
    if (!nn_app_asked(app, "generate.shift")) g->shift = base->shift;
    if (!nn_app_asked(app, "generate.scale")) g->scale = base->scale;
    if (g->random_state != base->random_state) return NN_OK;
    if (nn_app_asked(app, "generate.random_state") || nn_app_asked(app, "seed"))
        return nn_app_misuse(app, err, "--random-state: expected another than the base's %llu: the rows "
                                       "would share their noise",
                             (unsigned long long)base->random_state);
    g->random_state++;
    return NN_OK;
}
typedef struct truth_file {
    const nn_classification_truth *t;
    const nn_tensor *idx[2];             /* rows of train and test, or NULL */
    const int64_t *from;                 /* of a related set: the base's cluster, -1 = a new one */
    const gen_opts *g;
    const char *path;
} truth_file;
static nn_status json_rows(nn_json_writer *w, const truth_file *f, int part, nn_error *err)
{
    const nn_tensor *idx = f->idx[part];
    size_t n = nn_tensor_count(idx), m = 0, i;
    int64_t *v = (int64_t *)malloc((n + 1) * sizeof *v);
    if (!v) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    nn_json_key(w, part ? "test" : "train");
    nn_json_begin_object(w);
    nn_json_key(w, "row");
    nn_json_i64s(w, nn_i64(idx), n);
    for (i = 0; i < n; i++) v[i] = nn_i64(&f->t->cluster)[nn_i64(idx)[i]];
    nn_json_key(w, "cluster");
    nn_json_i64s(w, v, n);
    for (i = 0; i < n; i++)
        if (((const uint8_t *)f->t->flipped.data)[nn_i64(idx)[i]]) v[m++] = (int64_t)i;
    nn_json_key(w, "flipped");
    nn_json_i64s(w, v, m);
    nn_json_end(w);
    free(v);
    return NN_OK;
}
static nn_status write_truth(nn_app *app, const truth_file *f, nn_error *err)
{
    const nn_classification_truth *t = f->t;
    const gen_opts *g = f->g;
    nn_buf b = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    nn_status status = NN_OK;
    size_t i, n = g->n_informative;
    w.buf = &b;
    w.indent = 1;
    nn_json_begin_object(&w);
    nn_json_key(&w, "columns");
    nn_json_begin_array(&w);
    for (i = 0; i < g->n_features; i++) {
        nn_json_begin_object(&w);
        nn_json_key(&w, "column");
        nn_json_u64(&w, i);
        nn_json_key(&w, "role");
        nn_json_string(&w, nn_column_role_name((nn_column_role)nn_u8(&t->role)[i]));
        nn_json_key(&w, "position");
        nn_json_i64(&w, nn_i64(&t->column)[i]);
        nn_json_key(&w, "source");
        nn_json_i64(&w, nn_i64(&t->source)[i]);
        nn_json_end(&w);
    }
    nn_json_end(&w);
    for (i = 0; i < 2 && f->idx[i]; i++) TRY(json_rows(&w, f, (int)i, err));
    nn_json_key(&w, "set");
    json_set(&w, g);
    nn_json_key(&w, "centroids");                /* by position, before shift and scale */
    nn_json_begin_array(&w);
    for (i = 0; i < t->centroids.shape[0]; i++) nn_json_f64s(&w, nn_f64(&t->centroids) + i * n, n);
    nn_json_end(&w);
    if (g->base) {
        nn_json_key(&w, "related_to");
        nn_json_begin_object(&w);
        nn_json_key(&w, "set");
        json_set(&w, g->base);
        nn_json_key(&w, "share_columns");
        nn_json_f64(&w, g->share_columns);
        nn_json_key(&w, "share_clusters");
        nn_json_f64(&w, g->share_clusters);
        nn_json_key(&w, "regroup");
        nn_json_bool(&w, g->regroup);
        nn_json_key(&w, "from");
        nn_json_i64s(&w, f->from, g->n_classes * g->n_clusters);
        nn_json_end(&w);
    }
    nn_json_end(&w);
    TRY(nn_json_finish(&w, err));
    TRY(nn_buf_text(&b, "\n", err));
    TRY(nn_file_write(f->path, b.data, b.len, NULL, err));
    nn_app_wrote(app, f->path);
done:
    nn_buf_free(&b);
    return status;
}
/* the generator of the stable mode: of a set alone, or related to its base */
static nn_status stable_generator(nn_app *app, const gen_opts *g, const nn_classification_desc *d,
                                  nn_classification **c, int64_t **from, nn_error *err)
{
    nn_related_desc r;
    *from = NULL;
    if (!g->base) return nn_classification_create(c, d, err);
    memset(&r, 0, sizeof r);
    NN_TRY(describe_set(app, g->base, &r.base, err));
    r.share_columns = g->share_columns;
    r.share_clusters = g->share_clusters;
    r.regroup = g->regroup;
    *from = (int64_t *)nn_arena_get(&app->arena, (g->n_classes * g->n_clusters + 1) * sizeof **from);
    if (!*from) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    return nn_classification_relate(c, *from, d, &r, err);
}
/* rows of the stable mode go to disk block by block; a row belongs to the test file by a draw of
 * its own, so both files grow by appending */
static nn_status generate_stable(nn_app *app, const gen_opts *g, const nn_classification_desc *d,
                                 const char *dir, uint64_t *counts, nn_report *rep, nn_error *err)
{
    nn_classification *c = NULL;
    nn_classification_truth truth = NN_ZERO;
    nn_writer *w[2] = { NULL, NULL };
    nn_csv_writer cw[2];
    const char *path[2];
    double *x = NULL;
    int64_t *y = NULL, *from = NULL;
    size_t block = 256, k = g->n_features, i, j, part;
    uint64_t at;
    nn_progress pr;
    nn_status status = NN_OK;
    memset(cw, 0, sizeof cw);
    path[0] = nn_app_text(app, "%s/%s_train.csv", dir, g->name);
    path[1] = nn_app_text(app, "%s/%s_test.csv", dir, g->name);
    x = (double *)malloc(block * k * sizeof *x);
    y = (int64_t *)malloc(block * sizeof *y);
    if (!x || !y) { status = nn_error_set(err, NN_E_NOMEM, "out of memory"); goto done; }
    TRY(stable_generator(app, g, d, &c, &from, err));
    for (part = 0; part < 2; part++) {
        TRY(nn_writer_open(&w[part], path[part], NULL, err));
        TRY(nn_csv_begin(&cw[part], w[part], k + 1, 0, NULL, err));
        for (j = 0; j < k; j++) nn_csv_put_u64(&cw[part], j);
        nn_csv_put_str(&cw[part], "target");
    }
    nn_progress_begin(&pr, app, g->name, (double)g->n_samples, "rows");
    for (at = 0; at < g->n_samples; at += block) {
        size_t n = g->n_samples - at < block ? (size_t)(g->n_samples - at) : block;
        TRY(nn_classification_rows(c, x, y, NULL, NULL, at, n, err));
        for (i = 0; i < n; i++) {
            nn_rng r = nn_rng_make(g->split_seed, NN_STREAM_SPLIT, at + i);
            part = nn_rng_f64(&r) < g->test_size ? 1 : 0;
            nn_csv_put_f64s(&cw[part], x + i * k, k);
            nn_csv_put_i64(&cw[part], y[i]);
            counts[y[i]]++;
        }
        nn_progress_step(&pr, (double)(at + n), NAN, NAN);
        if (nn_app_stopped()) {
            nn_app_interrupted(app, "no file was kept; a stable set starts anew");
            status = nn_error_set(err, NN_E_STOPPED, "interrupted");
            goto done;
        }
    }
    nn_progress_end(&pr);
    for (part = 0; part < 2; part++) {
        TRY(nn_csv_end(&cw[part], err));
        status = nn_writer_commit(w[part], err);
        w[part] = NULL;
        if (status != NN_OK) goto done;
        nn_app_wrote(app, path[part]);
        nn_report_file(rep, path[part], NULL);
    }
    if (g->truth) {
        truth_file f = NN_ZERO;
        TRY(nn_classification_structure(c, &truth, err));
        f.t = &truth;
        f.from = from;
        f.g = g;
        f.path = nn_app_text(app, "%s/%s_truth.json", dir, g->name);
        TRY(write_truth(app, &f, err));
    }
done:
    for (part = 0; part < 2; part++)
        if (w[part]) {
            nn_error e = NN_ZERO;
            (void)nn_csv_end(&cw[part], &e);
            nn_writer_abort(w[part]);
        }
    nn_classification_truth_free(&truth);
    nn_classification_destroy(c);
    free(x);
    free(y);
    return status;
}
static nn_status write_npz(nn_app *app, const char *path, nn_tensor *x, nn_tensor *y, nn_error *err)
{
    nn_npz_writer *w = NULL;
    nn_status status = NN_OK;
    TRY(nn_npz_create(&w, path, 0, NULL, err));
    TRY(nn_npz_put(w, "X", x, 0, err));
    TRY(nn_npz_put(w, "y", y, 0, err));
    status = nn_npz_commit(w, err);
    w = NULL;
    if (status == NN_OK) nn_app_wrote(app, path);
done:
    nn_npz_abort(w);
    return status;
}
static nn_status generate(nn_app *app, const gen_opts *g, const char *dir, nn_report *rep, nn_error *err)
{
    nn_classification_desc d;
    nn_classification_truth truth = NN_ZERO;
    nn_tensor X = NN_ZERO, y = NN_ZERO, idx[2] = { NN_ZERO, NN_ZERO }, px = NN_ZERO, py = NN_ZERO;
    nn_split_desc sd = NN_ZERO;
    static const char *const part[2] = { "train", "test" };
    nn_status status = NN_OK;
    size_t i, k;
    uint64_t *counts = (uint64_t *)nn_arena_get(&app->arena, (g->n_classes + 1) * sizeof *counts);
    if (!counts) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    memset(counts, 0, (g->n_classes + 1) * sizeof *counts);
    TRY(describe_set(app, g, &d, err));
    if (app->dry_run) {
        nn_app_count(app, nn_app_text(app, "%s_rows", g->name), g->n_samples);
        nn_app_count(app, nn_app_text(app, "%s_memory_bytes", g->name),
                     (uint64_t)g->n_samples * g->n_features * 16);
        nn_app_count(app, nn_app_text(app, "%s_csv_bytes_about", g->name),
                     (uint64_t)g->n_samples * (g->n_features * 20 + 2));
        return NN_OK;
    }
    if (g->stable) TRY(generate_stable(app, g, &d, dir, counts, rep, err));
    else {
        nn_app_say(app, "%s: %zu x %zu, %zu classes", g->name, g->n_samples, g->n_features, g->n_classes);
        TRY(nn_classification_make(&X, &y, &truth, &d, err));
        sd.test_size = g->test_size;
        sd.random_state = g->split_seed;
        sd.stratify = g->stratify ? &y : NULL;
        TRY(nn_train_test_split(&idx[0], &idx[1], g->n_samples, &sd, err));
        for (i = 0; i < g->n_samples; i++) counts[nn_i64(&y)[i]]++;
        for (k = 0; k < 2; k++) {
            TRY(nn_gather_rows(&px, &X, &idx[k], NULL, err));
            TRY(nn_gather_rows(&py, &y, &idx[k], NULL, err));
            if (g->format != 1) {
                const char *path = nn_app_text(app, "%s/%s_%s.csv", dir, g->name, part[k]);
                TRY(nn_csv_write_xy(path, &px, &py, NULL, NULL, NULL, NULL, err));
                nn_app_wrote(app, path);
                nn_report_file(rep, path, nn_app_text(app, "%zu rows", px.shape[0]));
            }
            if (g->format != 0) {
                const char *path = nn_app_text(app, "%s/%s_%s.npz", dir, g->name, part[k]);
                TRY(write_npz(app, path, &px, &py, err));
                nn_report_file(rep, path, nn_app_text(app, "%zu rows: X, y", px.shape[0]));
            }
            nn_tensor_free(&px);
            nn_tensor_free(&py);
            if (nn_app_stopped()) {
                nn_app_interrupted(app, "the files written so far are whole");
                status = nn_error_set(err, NN_E_STOPPED, "interrupted");
                goto done;
            }
        }
        if (g->truth) {
            truth_file f = NN_ZERO;
            f.t = &truth;
            f.idx[0] = &idx[0];
            f.idx[1] = &idx[1];
            f.g = g;
            f.path = nn_app_text(app, "%s/%s_truth.json", dir, g->name);
            TRY(write_truth(app, &f, err));
        }
    }
    {
        nn_plot p;
        nn_series q;
        const char **names = (const char **)nn_arena_get(&app->arena, (g->n_classes + 1) * sizeof *names);
        double *v = (double *)nn_arena_get(&app->arena, (g->n_classes + 1) * sizeof *v);
        if (names && v) {
            for (i = 0; i < g->n_classes; i++) {
                names[i] = nn_app_text(app, "%zu", i);
                v[i] = (double)counts[i];
            }
            memset(&p, 0, sizeof p);
            memset(&q, 0, sizeof q);
            p.kind = NN_PLOT_BAR;
            p.title = nn_app_text(app, "Rows of each class, %s", g->name);
            p.x_label = "class";
            p.y_label = "rows";
            p.categories = names;
            p.n_categories = g->n_classes;
            p.series = &q;
            p.n_series = 1;
            q.y = v; q.n = g->n_classes;
            nn_report_plot(rep, &p, nn_app_text(app, "%s_classes", g->name));
        }
    }
    nn_app_count(app, nn_app_text(app, "%s_rows", g->name), g->n_samples);
done:
    nn_classification_truth_free(&truth);
    nn_tensor_free(&X);
    nn_tensor_free(&y);
    nn_tensor_free(&idx[0]);
    nn_tensor_free(&idx[1]);
    nn_tensor_free(&px);
    nn_tensor_free(&py);
    return status;
}
/* the preset's sets, at the sizes that were asked for; returns how many */
static size_t preset_sets(nn_app *app, gen_opts *out, const gen_opts *g, int preset, int demo)
{
    /* rows, columns, classes, informative columns, random_state */
    static const size_t doc[3][5] = { { 10000, 512, 10, 50, 42 },
                                      { 8000, 512, 15, 60, 123 },
                                      { 8000, 512, 20, 60, 456 } };
    static const size_t orig[3][5] = { { 10000, 512, 10, 20, 42 },
                                       { 12000, 512, 5, 10, 42 },
                                       { 8000, 512, 20, 10, 42 } };
    static const size_t small[3][5] = { { 1600, 48, 4, 12, 42 },
                                        { 1200, 48, 5, 12, 123 },
                                        { 1200, 48, 6, 12, 456 } };
    /* a tenth of the training rows for what comes second and third, and many to judge on */
    static const size_t kin[3][5] = { { 10000, 128, 10, 20, 42 },
                                      { 5000, 128, 10, 20, 123 },
                                      { 5000, 128, 8, 20, 456 } };
    static const size_t kin_small[3][5] = { { 5000, 64, 8, 16, 42 },
                                            { 2500, 64, 8, 16, 123 },
                                            { 2500, 64, 6, 16, 456 } };
    static const char *const name[3] = { "dataset1", "dataset2", "dataset3" };
    size_t i;
    if (!preset) { out[0] = *g; return 1; }
    for (i = 0; i < 3; i++) {
        const size_t *v = demo ? small[i] : preset == 1 ? doc[i] : orig[i];
        out[i] = *g;
        if (preset == RELATED) {
            v = demo ? kin_small[i] : kin[i];
            if (i) {
                out[i].base = out;
                out[i].stable = 1;
                if (!nn_app_asked(app, "generate.test_size") && !nn_app_asked(app, "generate.n_samples"))
                    out[i].test_size = 0.84;
            }
        }
        out[i].name = name[i];
        if (!nn_app_asked(app, "generate.n_samples")) out[i].n_samples = v[0];
        if (!nn_app_asked(app, "generate.n_features")) out[i].n_features = v[1];
        if (!nn_app_asked(app, "generate.n_classes")) out[i].n_classes = v[2];
        if (!nn_app_asked(app, "generate.n_informative")) out[i].n_informative = v[3];
        if (!nn_app_asked(app, "generate.random_state")) out[i].random_state = v[4];
    }
    return 3;
}

/* ==== task vectors ======================================================= */
enum {
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_NEGATE,
    OP_SUM,
    OP_INTERPOLATE,
    OP_ANALOGY,
    OP_TIES,
    OP_DARE
};
static const char *const op_name[10] = { "add", "subtract",    "multiply", "divide", "negate",
                                         "sum", "interpolate", "analogy",  "ties",   "dare" };
typedef struct edit_set { rows test, val; model head; const char *name; double ref, ref_val; } edit_set;
typedef struct edit_job {
    model pre, *ft;
    nn_dict pre_d, *ft_d, *tau;          /* [n_models] as ft */
    size_t n_models, n_ft, n_sets, inexact;      /* n_ft: those that an operation takes */
    edit_set *set;                       /* [n_sets] */
    char pattern[4096];
} edit_job;
static void edit_free(edit_job *j)
{
    size_t i;
    model_free(&j->pre);
    nn_dict_free(&j->pre_d);
    for (i = 0; i < j->n_models; i++) {
        nn_dict_free(&j->ft_d[i]);
        nn_dict_free(&j->tau[i]);
        model_free(&j->ft[i]);
    }
    for (i = 0; i < j->n_sets; i++) {
        rows_free(&j->set[i].test);
        rows_free(&j->set[i].val);
        model_free(&j->set[i].head);
    }
}
/* room for n models and their test sets, in the arena */
static nn_status edit_room(nn_app *app, edit_job *j, size_t n, size_t sets, nn_error *err)
{
    j->ft = (model *)nn_arena_get(&app->arena, (n + 1) * sizeof *j->ft);
    j->ft_d = (nn_dict *)nn_arena_get(&app->arena, (n + 1) * sizeof *j->ft_d);
    j->tau = (nn_dict *)nn_arena_get(&app->arena, (n + 1) * sizeof *j->tau);
    j->set = (edit_set *)nn_arena_get(&app->arena, (sets + 1) * sizeof *j->set);
    if (!j->ft || !j->ft_d || !j->tau || !j->set) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    memset(j->ft, 0, n * sizeof *j->ft);
    memset(j->ft_d, 0, n * sizeof *j->ft_d);
    memset(j->tau, 0, n * sizeof *j->tau);
    memset(j->set, 0, sets * sizeof *j->set);
    j->n_models = j->n_ft = n;
    j->n_sets = sets;
    return NN_OK;
}
static int same_start(const model *pre, const model *ft, double *distance, const edit_job *j, size_t i)
{
    *distance = nn_dict_distance(&j->pre_d, &j->ft_d[i], j->pattern);
    if (ft->from_backbone[0] && strcmp(ft->from_backbone, pre->backbone) == 0) return 1;
    if (ft->initial[0] && pre->initial[0]) return strcmp(ft->initial, pre->initial) == 0;
    return *distance < 1;                    /* two fresh models are about sqrt 2 apart, a
                                                fine-tuned one is near its start */
}
/* weights under other activations are another function: they are not added */
static nn_status same_acts(const model *pre, const model *ft, nn_error *err)
{
    size_t i, n = pre->net->n_backbone < ft->net->n_backbone ? pre->net->n_backbone : ft->net->n_backbone;
    for (i = 0; i < n; i++) {
        const nn_mlp_layer *a = &pre->net->layers[i], *b = &ft->net->layers[i];
        if (a->act != b->act)
            return nn_error_set(err, NN_E_ARG, "%s: layer %zu: expected the activation %s of the pretrained model, "
                                "got %s", ft->path, i, nn_act_name(a->act), nn_act_name(b->act));
        if (a->act == NN_ACT_LEAKY_RELU && a->slope != b->slope)
            return nn_error_set(err, NN_E_ARG, "%s: layer %zu: expected the slope %g of the pretrained model, got %g",
                                ft->path, i, (double)a->slope, (double)b->slope);
    }
    return NN_OK;
}
/* NAME_train.csv and its kin; the folder says nothing */
static int is_training(const char *path)
{
    const char *base = base_of(path);
    const size_t n = strcspn(base, ".");
    return n >= 6 && strncmp(base + n - 6, "_train", 6) == 0;
}
/* load everything once; ops and sweeps share it */
static nn_status edit_open(nn_app *app, edit_job *j, opts *o, const edit_opts *e,
                           const input_opts *in, nn_error *err)
{
    nn_status status = NN_OK;
    size_t i, trains;
    nn_taskvec_info info = NN_ZERO;
    const char *pat;
    TRY(edit_room(app, j, e->finetuned.n, e->test.n, err));
    TRY(model_load(app, &j->pre, e->pretrained, NULL, NULL, o->naming_act, &o->map, err));
    pat = nn_mlp_backbone_pattern(j->pre.net, j->pattern, sizeof j->pattern);
    if (!pat) { status = nn_error_set(err, NN_E_LIMIT, "%s: too many layers", e->pretrained); goto done; }
    if (pat != j->pattern) (void)snprintf(j->pattern, sizeof j->pattern, "%s", pat);
    TRY(nn_mlp_state(j->pre.net, &j->pre_d, j->pattern, 0, err));
    for (i = 0; i < j->n_ft; i++) {
        double dist;
        nn_dict one = NN_ZERO;
        int exact;
        TRY(model_load(app, &j->ft[i], e->finetuned.v[i], NULL, NULL, o->naming_act, &o->map, err));
        TRY(same_acts(&j->pre, &j->ft[i], err));
        TRY(nn_mlp_state(j->ft[i].net, &j->ft_d[i], j->pattern, 0, err));
        if (!same_start(&j->pre, &j->ft[i], &dist, j, i)) {
            if (!e->force) {
                status = nn_error_set(
                    err, NN_E_ARG,
                    "%s: does not share its initialisation with the pretrained model (relative "
                    "distance %.3f): a task vector between them means nothing; --force goes on",
                    e->finetuned.v[i], dist);
                goto done;
            }
            nn_app_warn(app,
                        "%s: does not share its initialisation with the pretrained model (relative "
                        "distance %.3f)",
                        e->finetuned.v[i], dist);
        }
        TRY(nn_taskvec_make(&j->tau[i], &j->pre_d, &j->ft_d[i], j->pattern, &info, err));
        if (info.norm == 0)
            nn_app_warn(
                app,
                "%s: its backbone is the pretrained one (was it frozen?): the task vector is zero",
                e->finetuned.v[i]);
        TRY(nn_taskvec_apply(&one, &j->pre_d, &j->tau[i], 1, err));
        {
            char a[65], b[65];
            nn_dict_sha256(&one, a);
            nn_dict_sha256(&j->ft_d[i], b);
            exact = strcmp(a, b) == 0;
        }
        nn_dict_free(&one);
        if (!exact && !info.inexact) {
            status = nn_error_set(err, NN_E_ARG, "internal: coefficient 1 does not give %s back",
                              e->finetuned.v[i]);
            goto done;
        }
        if (info.inexact)
            nn_app_warn(app,
                        "%s: %zu of %zu weights differ by up to %.3g at coefficient 1: no double "
                        "brings them back",
                        e->finetuned.v[i], info.inexact, info.weights, info.worst);
        j->inexact += info.inexact;
    }
    if (e->head.n && e->head.n != j->n_sets) {
        status =
            nn_error_set(err, NN_E_ARG, "--head: expected one for each of the %zu test sets, got %zu",
                     j->n_sets, e->head.n);
        goto done;
    }
    if (!e->head.n && j->n_sets != j->n_ft && j->n_sets != j->n_ft + 1) {
        status = nn_error_set(err, NN_E_ARG,
                          "--test: expected %zu sets (one per model) or %zu (the pretrained one's "
                          "first), or --head for each; got %zu",
                          j->n_ft, j->n_ft + 1, j->n_sets);
        goto done;
    }
    if (e->val.n && e->val.n != j->n_sets) {
        status = nn_error_set(err, NN_E_ARG,
                          "--val: expected one file for each of the %zu test sets, got %zu",
                          j->n_sets, e->val.n);
        goto done;
    }
    for (i = 0, trains = 0; i < e->val.n; i++) if (is_training(e->val.v[i])) trains++;
    if (!trains && (nn_app_asked(app, "data.val_size") || nn_app_asked(app, "data.val_seed"))) {
        status = nn_app_misuse(app, err, "--val-size, --val-seed: have no effect here; they are read with "
                                         "a training file as --val");
        goto done;
    }
    if (trains && in->val_size == 0) {
        status = nn_app_misuse(app, err, "--val-size: 0 leaves no validation rows of %s", e->val.v[0]);
        goto done;
    }
    for (i = 0; i < j->n_sets; i++) {
        edit_set *s = &j->set[i];
        size_t own = j->n_sets == j->n_ft ? i : i ? i - 1 : SIZE_MAX;
        eval ev = NN_ZERO;
        input_opts named;
        s->name = name_of(app, e->test.v[i]);
        if (e->head.n)
            TRY(model_load(app, &s->head,
                           own == SIZE_MAX ? e->pretrained :
                           own < j->n_ft   ? e->finetuned.v[own] :
                                             e->pretrained,
                           e->head.v[i], NULL, o->naming_act, &o->map, err));
        else
            TRY(model_load(app, &s->head, own == SIZE_MAX ? e->pretrained : e->finetuned.v[own],
                           NULL, NULL, o->naming_act, &o->map, err));
        TRY(load_rows(app, in, e->test.v[i], NULL, 1, &s->test, err));
        TRY(map_classes(app, &s->test, s->head.classes, s->head.n_classes, err));
        TRY(match_columns(app, in, s->head.features, s->head.net->n_in, &s->test, err));
        TRY(prepare_all(&s->head, &s->test, err));
        TRY(judge(app, &s->head, &s->test, &ev, err));
        s->ref = ev.accuracy;
        eval_free(&ev);
        if (e->val.n) {
            rows rest = NN_ZERO;
            named = with_label_of(in, e->val.v[i], s->head.label);
            TRY(load_rows(app, &named, e->val.v[i], NULL, 1, &rest, err));
            status = map_classes(app, &rest, s->head.classes, s->head.n_classes, err);
            if (status == NN_OK)
                status = match_columns(app, in, s->head.features, s->head.net->n_in, &rest, err);
            if (status == NN_OK && is_training(e->val.v[i])) {
                nn_app_say(app, "%s: a training file by its name: its validation part (--val-size %g)",
                           e->val.v[i], in->val_size);
                status = split_rows(&rest, &s->val, in->val_size, in->val_seed, err);
                rows_free(&rest);
            } else if (status == NN_OK) s->val = rest;
            if (status != NN_OK) { rows_free(&rest); goto done; }
            TRY(prepare_all(&s->head, &s->val, err));
            TRY(judge(app, &s->head, &s->val, &ev, err));
            s->ref_val = ev.accuracy;
            eval_free(&ev);
        }
    }
    status = maps_met(app, &o->map, err);
done:
    return status;
}
/* theta(s) of an operation, over the backbone */
static nn_status edited(nn_app *app, nn_dict *out, edit_job *j, const edit_opts *e, int op,
                        double s, nn_error *err)
{
    const size_t n = j->n_ft;
    const nn_dict **tau = (const nn_dict **)calloc(n + 1, sizeof *tau);
    double *w = (double *)calloc(n + 1, sizeof *w);
    nn_dict dir = NN_ZERO, *dropped = (nn_dict *)calloc(n + 1, sizeof *dropped), mid = NN_ZERO;
    size_t i, zeroed = 0;
    nn_status status = NN_OK;
    if (!tau || !w || !dropped) {
        status = nn_error_set(err, NN_E_NOMEM, "out of memory");
        goto done;
    }
    for (i = 0; i < n; i++) { tau[i] = &j->tau[i]; w[i] = 1; }
    switch (op) {
    case OP_ADD: TRY(nn_taskvec_sum(&dir, tau, w, n, err)); break;
    case OP_SUBTRACT:
        /* one: forget it; more: the first minus the others */
        for (i = 0; i < n; i++) w[i] = n == 1 || i ? -1 : 1;
        TRY(nn_taskvec_sum(&dir, tau, w, n, err));
        break;
    case OP_NEGATE: for (i = 0; i < n; i++) w[i] = -1; TRY(nn_taskvec_sum(&dir, tau, w, n, err)); break;
    case OP_SUM:
        if (e->weights.n && e->weights.n != n) {
            status = nn_error_set(err, NN_E_ARG, "--weights: expected %zu, got %zu", n, e->weights.n);
            goto done;
        }
        for (i = 0; i < e->weights.n; i++) w[i] = e->weights.v[i];
        TRY(nn_taskvec_sum(&dir, tau, w, n, err));
        break;
    case OP_MULTIPLY: case OP_DIVIDE:
        if (n != 2) {
            status = nn_error_set(err, NN_E_ARG, "--op %s: expected two fine-tuned models, got %zu",
                              op_name[op], n);
            goto done;
        }
        TRY(nn_taskvec_binary(&dir, tau[0], tau[1],
                              op == OP_MULTIPLY ? NN_TASKVEC_MULTIPLY : NN_TASKVEC_DIVIDE, 0,
                              &zeroed, err));
        break;
    case OP_INTERPOLATE:
        if (n > 2) {
            status =
                nn_error_set(err, NN_E_ARG,
                         "--op interpolate: expected one or two fine-tuned models, got %zu", n);
            goto done;
        }
        status = nn_taskvec_interpolate(out, n == 1 ? &j->pre_d : &j->ft_d[0],
                                        n == 1 ? &j->ft_d[0] : &j->ft_d[1], s, err);
        goto done;
    case OP_ANALOGY:
        /* pre : a = b : ? */
        if (n == 2) status = nn_taskvec_analogy(out, &j->pre_d, &j->ft_d[0], &j->ft_d[1], s, err);
        else if (n == 3) status = nn_taskvec_analogy(out, &j->ft_d[0], &j->ft_d[1], &j->ft_d[2], s, err);
        else
            status = nn_error_set(err, NN_E_ARG,
                              "--op analogy: expected A B C (A is to B as C is to the result) or "
                              "two models (A = the pretrained one), got %zu",
                              n);
        goto done;
    case OP_TIES: TRY(nn_taskvec_ties(&dir, tau, n, e->keep, e->lambda, err)); break;
    case OP_DARE:
        for (i = 0; i < n; i++) {
            TRY(nn_taskvec_dare(&dropped[i], tau[i], e->drop, e->seed + i, err));
            tau[i] = &dropped[i];
        }
        TRY(nn_taskvec_sum(&dir, tau, w, n, err));
        break;
    default: break;
    }
    (void)app;
    status = nn_taskvec_apply(out, &j->pre_d, &dir, s, err);
done:
    nn_dict_free(&dir);
    nn_dict_free(&mid);
    for (i = 0; dropped && i < n; i++) nn_dict_free(&dropped[i]);
    free(dropped);
    free((void *)(uintptr_t)tau);
    free(w);
    return status;
}
static nn_status put_backbone(model *m, const nn_dict *d, const char *pattern, nn_error *err)
{
    nn_load_desc ld = NN_ZERO;
    ld.pattern = pattern;
    return nn_mlp_load(m->net, d, &ld, NULL, err);
}
/* which test rows of a set the backbone d, with the set's own head, gets right */
static nn_status set_right(nn_app *app, edit_job *j, edit_set *s, const nn_dict *d, double *right, nn_error *err)
{
    eval e = NN_ZERO;
    nn_status status = NN_OK;
    TRY(put_backbone(&s->head, d, j->pattern, err));
    TRY(judge(app, &s->head, &s->test, &e, err));
    (void)right_rows(right, nn_i64(&s->test.y), e.pred, e.n);
done:
    eval_free(&e);
    return status;
}
/* What the edited backbone is above the pretrained one under the same heads, set by set; improved: more
 * than rows drawn anew would explain. */
static nn_status edit_gains(nn_app *app, edit_job *j, const nn_dict *d, const char *pre, const char *op,
                            nn_report *rep, nn_error *err)
{
    static const char *const columns[2] = { "test rows of", "above the pretrained backbone" };
    const char **cells = (const char **)nn_arena_get(&app->arena, (2 * j->n_sets + 1) * sizeof *cells);
    double *right = NULL;
    size_t i, improved = 0;
    nn_status status = NN_OK;
    if (!cells) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    for (i = 0; i < j->n_sets; i++) {
        const size_t n = j->set[i].test.x.shape[0];
        nn_bootstrap_desc b = NN_ZERO;
        nn_interval gain = NN_ZERO;
        free(right);
        right = (double *)malloc(2 * n * sizeof *right);
        if (!right) { status = nn_error_set(err, NN_E_NOMEM, "out of memory"); goto done; }
        TRY(set_right(app, j, &j->set[i], &j->pre_d, right, err));
        TRY(set_right(app, j, &j->set[i], d, right + n, err));
        b.seed = 1;
        b.threads = (int)app->threads;
        TRY(nn_bootstrap_paired(&gain, right + n, right, n, NULL, &b, err));
        nn_app_result(app, nn_app_text(app, "%s%s_gain", pre, j->set[i].name), gain.mean);
        nn_app_result(app, nn_app_text(app, "%s%s_gain_low", pre, j->set[i].name), gain.lo);
        nn_app_result(app, nn_app_text(app, "%s%s_gain_high", pre, j->set[i].name), gain.hi);
        improved += gain.lo > 0;
        cells[2 * i] = j->set[i].name;
        cells[2 * i + 1] = nn_app_text(app, "%+.1f points (%+.1f to %+.1f)", 100 * gain.mean, 100 * gain.lo,
                                       100 * gain.hi);
    }
    nn_app_result(app, nn_app_text(app, "%ssets_improved", pre), (double)improved);
    nn_report_table(rep, nn_app_text(app, "What %s is worth at the chosen coefficient: accuracy under the same "
                                          "heads (95 %% intervals of paired rows)", op),
                    columns, 2, cells, j->n_sets);
done:
    free(right);
    return status;
}
/* one operation: sweep, choose on the validation rows, save the edited model, plots */
static nn_status sweep(nn_app *app, edit_job *j, const opts *o, const edit_opts *e, int op,
                       const char *stem, nn_report *rep, nn_error *err)
{
    nn_status status = NN_OK;
    size_t steps = e->scale.step > 0 ?
                       (size_t)floor((e->scale.hi - e->scale.lo) / e->scale.step + 1e-9) + 1 :
                       1,
           S = j->n_sets, i, k, best = SIZE_MAX;
    double *x = (double *)calloc(steps * (1 + 5 * S) + steps, sizeof *x), *acc, *norm, *ctl, *loss,
           *vacc, best_score = -1e300, barrier;
    nn_dict d = NN_ZERO;
    nn_csv_writer cw = NN_ZERO;
    nn_writer *w = NULL;
    eval ev = NN_ZERO;
    nn_plot p;
    nn_series *q = (nn_series *)calloc(S + 1, sizeof *q);
    nn_progress pr;
    int forget = op == OP_NEGATE || (op == OP_SUBTRACT && j->n_ft == 1), has_val = e->val.n > 0;
    const char *csv = nn_app_path(app, "%s_sweep.csv", stem),
               *pre = *app->stem ? "" : nn_app_text(app, "%s_", op_name[op]);
    static const char *const col[6] = {
        "scale", "set", "accuracy", "normalised_accuracy", "control_accuracy", "loss"
    };
    if (!x || !q) { status = nn_error_set(err, NN_E_NOMEM, "out of memory"); goto done; }
    acc = x + steps;
    norm = acc + steps * S;
    ctl = norm + steps * S;
    loss = ctl + steps * S;
    vacc = loss + steps * S;
    nn_progress_begin(&pr, app, op_name[op], (double)steps, "scales");
    for (k = 0; k < steps; k++) {
        double total, vtotal = 0, target_v = 0, ctl_v = 0;
        x[k] = steps == 1 ? e->scale.lo : e->scale.lo + (double)k * e->scale.step;
        if (fabs(x[k]) < 1e-12) x[k] = 0;
        if (fabs(x[k] - 1) < 1e-9) x[k] = 1;
        TRY(edited(app, &d, j, e, op, x[k], err));
        for (i = 0, total = 0; i < S; i++) {
            edit_set *s = &j->set[i];
            TRY(put_backbone(&s->head, &d, j->pattern, err));
            TRY(judge(app, &s->head, &s->test, &ev, err));
            acc[i * steps + k] = ev.accuracy;
            loss[i * steps + k] = ev.loss;
            norm[i * steps + k] = s->ref > 0 ? ev.accuracy / s->ref : NAN;
            total += ev.accuracy;
            eval_free(&ev);
            if (has_val) {
                TRY(judge(app, &s->head, &s->val, &ev, err));
                vacc[i * steps + k] = ev.accuracy;
                vtotal += s->ref_val > 0 ? ev.accuracy / s->ref_val : 0;
                if (i == (S == j->n_ft ? 0u : 1u)) target_v = ev.accuracy;
                else ctl_v += ev.accuracy;
                eval_free(&ev);
            } else if (o->compat) {
                vtotal += norm[i * steps + k];
                if (i == (S == j->n_ft ? 0u : 1u)) target_v = acc[i * steps + k];
                else ctl_v += acc[i * steps + k];
                vacc[i * steps + k] = acc[i * steps + k];
            }
        }
        for (i = 0; i < S; i++)
            ctl[i * steps + k] = S > 1 ? (total - acc[i * steps + k]) / (double)(S - 1) : NAN;
        if (has_val || o->compat) {
            /* forgetting: the lowest accuracy on the target that leaves the others 95 % of what
             * they had; else the best mean */
            double first = 0, score = vtotal;
            for (i = 0; i < S; i++) if (i != (S == j->n_ft ? 0u : 1u)) first += vacc[i * steps];
            if (forget) score = S > 1 && ctl_v < 0.95 * first ? -1e200 + ctl_v : -target_v;
            if (score > best_score) { best_score = score; best = k; }
        }
        nn_dict_free(&d);
        nn_progress_step(&pr, (double)(k + 1), NAN, total / (double)S);
        if (nn_app_stopped()) {
            nn_app_interrupted(app, "the sweep was not kept; it starts anew");
            status = nn_error_set(err, NN_E_STOPPED, "interrupted");
            goto done;
        }
    }
    nn_progress_end(&pr);
    TRY(nn_writer_open(&w, csv, NULL, err));
    TRY(nn_csv_begin(&cw, w, 6, 0, NULL, err));
    for (i = 0; i < 6; i++) nn_csv_put_str(&cw, col[i]);
    for (k = 0; k < steps; k++)
        for (i = 0; i < S; i++) {
            nn_csv_put_f64(&cw, x[k]);
            nn_csv_put_str(&cw, j->set[i].name);
            nn_csv_put_f64(&cw, acc[i * steps + k]);
            nn_csv_put_f64(&cw, norm[i * steps + k]);
            nn_csv_put_f64(&cw, ctl[i * steps + k]);
            nn_csv_put_f64(&cw, loss[i * steps + k]);
        }
    TRY(nn_csv_end(&cw, err));
    status = nn_writer_commit(w, err);
    w = NULL;
    if (status != NN_OK) goto done;
    nn_app_wrote(app, csv);
    /* loss barrier along the path from coefficient 0 to 1 */
    for (i = 0, barrier = NAN; i < S; i++) {
        size_t k0 = SIZE_MAX, k1 = SIZE_MAX;
        for (k = 0; k < steps; k++) { if (x[k] == 0) k0 = k; if (x[k] == 1) k1 = k; }
        if (k0 == SIZE_MAX || k1 == SIZE_MAX) break;
        for (k = k0; k <= k1; k++) {
            double b = loss[i * steps + k] -
                       ((1 - x[k]) * loss[i * steps + k0] + x[k] * loss[i * steps + k1]);
            if (!(b <= barrier)) barrier = b;
        }
    }
    memset(&p, 0, sizeof p);
    for (i = 0; i < S; i++) {
        q[i].label = j->set[i].name;
        q[i].x = x;
        q[i].n = steps;
        q[i].y = acc + i * steps;
        q[i].points = 1;
    }
    p.series = q;
    p.n_series = S;
    p.x_label = "coefficient";
    p.y_label = "accuracy (0..1)";
    p.zero_y = 1;
    p.title = nn_app_text(app, "Accuracy along the sweep, %s", op_name[op]);
    p.note =
        best != SIZE_MAX ?
            nn_app_text(app, "coefficient %.4g chosen on the %s rows; test rows are only reported",
                        x[best], has_val ? "validation" : "test (--compat)") :
            "test rows; nothing was chosen (give --val to choose)";
    nn_report_plot(rep, &p, nn_app_text(app, "%ssweep", pre));
    for (i = 0; i < S; i++) q[i].y = norm + i * steps;
    p.title = nn_app_text(app, "Accuracy relative to each set's own model, %s", op_name[op]);
    p.y_label = "normalised accuracy";
    p.note = NULL;
    nn_report_plot(rep, &p, NULL);
    for (i = 0; i < S; i++) q[i].y = loss + i * steps;
    p.title = nn_app_text(app, "Loss along the sweep, %s", op_name[op]);
    p.y_label = "cross-entropy (nats)";
    p.zero_y = 0;
    p.note = barrier == barrier ?
                 nn_app_text(app, "largest loss barrier between coefficients 0 and 1: %.4g nats",
                             barrier) :
                 NULL;
    nn_report_plot(rep, &p, NULL);
    nn_report_file(rep, csv, "accuracy, normalised and control accuracy, loss per scale and set");
    if (barrier == barrier) nn_app_result(app, nn_app_text(app, "%sloss_barrier", pre), barrier);
    {
        size_t at = best != SIZE_MAX ? best : steps - 1;
        nn_app_result(app, nn_app_text(app, "%sscale", pre), x[at]);
        if (has_val) {                                       /* what the scale was chosen by */
            double mean = 0;
            for (i = 0; i < S; i++) mean += vacc[i * steps + at] / (double)S;
            nn_app_result(app, nn_app_text(app, "%sval_accuracy", pre), mean);
        }
        for (i = 0; i < S; i++)
            nn_app_result(app, nn_app_text(app, "%s%s_accuracy", pre, j->set[i].name),
                          acc[i * steps + at]);
        TRY(edited(app, &d, j, e, op, x[at], err));
        TRY(edit_gains(app, j, &d, pre, op_name[op], rep, err));
        TRY(put_backbone(&j->set[0].head, &d, j->pattern, err));
        j->set[0].head.name = nn_app_text(app, "%s %s", op_name[op], j->set[0].name);
        j->set[0].head.from = j->pre.weights;
        TRY(model_save(app, &j->set[0].head, stem, o, err));
        nn_report_file(rep, nn_app_path(app, "%s_model.pth", stem),
                       nn_app_text(app, "edited backbone at coefficient %.4g with the head of %s",
                                   x[at], j->set[0].name));
    }
done:
    nn_writer_abort(w);
    eval_free(&ev);
    nn_dict_free(&d);
    free(x);
    free(q);
    return status;
}
/* what the task vectors are to each other */
static nn_status describe_taus(nn_app *app, edit_job *j, const char *stem, nn_report *rep, nn_error *err)
{
    size_t i, k, n = j->n_ft, m = j->tau[0].count;
    const nn_dict **tau = (const nn_dict **)nn_arena_get(&app->arena, (n + 1) * sizeof *tau);
    const char **names = (const char **)nn_arena_get(&app->arena, (n + 1) * sizeof *names), **tensors;
    double *cosv = (double *)nn_arena_get(&app->arena, (n * n + 1) * sizeof *cosv), share = NAN, *norms;
    nn_plot p;
    nn_series *q = (nn_series *)nn_arena_get(&app->arena, (n + 1) * sizeof *q);
    nn_status status = NN_OK;
    norms = (double *)nn_arena_get(&app->arena, (m * n + 1) * sizeof *norms);
    tensors = (const char **)nn_arena_get(&app->arena, (m + 1) * sizeof *tensors);
    if (!tau || !names || !cosv || !q || !norms || !tensors) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    memset(q, 0, n * sizeof *q);
    for (i = 0; i < n; i++) {
        const char *path = nn_app_path(app, "%s_tau%zu.pth", stem, i + 1);
        tau[i] = &j->tau[i];
        names[i] = j->ft[i].name && *j->ft[i].name ? j->ft[i].name : nn_app_text(app, "model %zu", i + 1);
        nn_app_result(app, nn_app_text(app, "tau%zu_norm", i + 1),
                      nn_taskvec_norms(norms + i * m, &j->tau[i]));
        TRY(nn_pth_write(path, &j->tau[i], NULL, err));
        nn_app_wrote(app, path);
        nn_report_file(rep, path,
                       nn_app_text(app,
                                   "task vector of %s, float64; coefficient 1 gives the fine-tuned "
                                   "backbone bit for bit",
                                   names[i]));
        q[i].label = names[i];
        q[i].y = norms + i * m;
        q[i].n = m;
    }
    for (k = 0; k < m; k++) tensors[k] = j->tau[0].items[k].name;
    TRY(nn_taskvec_cosine(cosv, tau, n, err));
    if (n > 1) {
        TRY(nn_taskvec_conflict(&share, NULL, tau, n, err));
        for (i = 0; i < n; i++)
            for (k = i + 1; k < n; k++)
                nn_app_result(app, nn_app_text(app, "cosine_%zu_%zu", i + 1, k + 1), cosv[i * n + k]);
        nn_app_result(app, "sign_conflict_share", share);
        memset(&p, 0, sizeof p);
        p.kind = NN_PLOT_HEAT;
        p.title = "Cosine between task vectors";
        p.note = nn_app_text(
            app, "signs disagree in %.1f %% of the weights where at least two are not zero",
            100 * share);
        p.categories = p.rows = names;
        p.n_categories = p.n_rows = n;
        p.cells = cosv;
        p.format = "%.3f";
        p.diverging = 1;
        nn_report_plot(rep, &p, nn_app_text(app, "%scosine", *app->stem ? "" : "taskvec_"));
    }
    memset(&p, 0, sizeof p);
    p.kind = NN_PLOT_BAR;
    p.title = "Norm of each task vector by tensor";
    p.y_label = "Euclidean norm";
    p.categories = tensors;
    p.n_categories = m;
    p.series = q;
    p.n_series = n;
    nn_report_plot(rep, &p, nn_app_text(app, "%snorms", *app->stem ? "" : "taskvec_"));
done:
    return status;
}

/* ==== commands =========================================================== */
enum { COSINE = 2 };                                           /* of the choices of --schedule */
/* What a command reads, for run.json and --resume: files of rows, with the labels of an IDX file, and
 * checkpoints, with the JSON beside them. */
static nn_status input_rows(nn_app *app, const char *path, const char *labels, nn_error *err)
{
    const char *lab = path ? labels_of(app, path, labels) : NULL;
    NN_TRY(nn_app_input(app, path, 0, err));
    return lab && nn_file_exists(lab, NULL) ? nn_app_input(app, lab, 0, err) : NN_OK;
}
static nn_status input_model(nn_app *app, const char *path, nn_error *err)
{
    const char *beside = path ? json_path(app, path) : NULL;
    NN_TRY(nn_app_input(app, path, 0, err));
    return beside && nn_file_exists(beside, NULL) ? nn_app_input(app, beside, 0, err) : NN_OK;
}
static nn_status input_list(nn_app *app, const nn_texts *list, int models, nn_error *err)
{
    size_t i;
    for (i = 0; i < list->n; i++)
        NN_TRY(models ? input_model(app, list->v[i], err) : input_rows(app, list->v[i], NULL, err));
    return NN_OK;
}
static nn_status cmd_generate(nn_app *app, opts *o, nn_error *err)
{
    static const char *const whose[4] = { "", "Classification sets, the document's",
                                          "Classification sets, the original program's",
                                          "Classification sets that share columns and clusters" };
    gen_opts set[3], base;
    nn_report rep;
    size_t n, i;
    nn_status status = NN_OK;
    int preset = o->gen.preset ? o->gen.preset : o->compat ? 2 : 0;
    if (!preset && nn_name_check(o->gen.name, err) != NN_OK)
        return nn_app_misuse(app, err, "--name: expected a name for the set, got '%s'", o->gen.name);
    if (o->gen.related_to) TRY(relate_set(app, &o->gen, &base, err));
    n = preset_sets(app, set, &o->gen, preset, 0);
    for (i = 0; i < n; i++) {
        static const char *const part[3] = { "train.", "test.", "truth.json" };
        size_t k;
        for (k = 0; k < 3; k++) nn_app_owns(app, nn_app_text(app, "%s_%s", set[i].name, part[k]), "");
    }
    if (!app->dry_run && o->gen.related_to) TRY(nn_app_input(app, o->gen.related_to, 0, err));
    if (!app->dry_run) TRY(nn_app_out_open(app, preset ? "" : o->gen.name, err));
    nn_report_begin(&rep, app,
                    preset ? whose[preset] : nn_app_text(app, "Classification set %s", o->gen.name),
                    "made by make_classification, split into train and test");
    for (i = 0; i < n && status == NN_OK; i++) status = generate(app, &set[i], app->out, &rep, err);
    if (status == NN_OK && !app->dry_run) {
        for (i = 0; i < n; i++)
            nn_report_figure(&rep, set[i].name,
                             nn_app_text(app, "%zu x %zu", set[i].n_samples, set[i].n_features),
                             nn_app_text(app, "%zu classes, %zu informative columns",
                                         set[i].n_classes, set[i].n_informative));
        TRY(nn_report_end(&rep, app_stem_path(app, "report.html"), err));
        nn_app_next(app, "%s train --train %s/%s_train.csv --test %s/%s_test.csv", program.name,
                    app->out, set[0].name, app->out, set[0].name);
    }
done:
    return status;
}
static nn_status cmd_fit(nn_app *app, opts *o, int tune, nn_error *err)
{
    fit_opts *f = tune ? &o->tune : &o->train;
    model base = NN_ZERO, out = NN_ZERO;
    nn_report rep;
    fit_figures fig;
    fit_job job = NN_ZERO;
    const char *stem;
    size_t select;
    nn_status status = NN_OK;
    memset(&rep, 0, sizeof rep);
    TRY(select_count(app, o->in.select, &select, err));
    TRY(tables_fit(app, o->in.train, o->in.test, err));
    if (!f->name) f->name = name_of(app, o->in.train);
    stem = nn_app_text(app, "mlp_%s%s", f->name, tune ? "_finetuned" : "");
    if (tune) {
        TRY(model_load(app, &base, f->from, NULL, o->arch, o->naming_act, &o->map, err));
        TRY(maps_met(app, &o->map, err));
    }
    if (o->compat && !tune && strcmp(f->arch, "tapered") != 0)
        nn_app_warn(app, "--compat: the original's names are those of --arch tapered; this model "
                         "keeps the suite's");
    if (!app->dry_run) {
        static const char *const made[] = { "model.", "head.", "history.csv", "state.pth" };
        size_t i;
        for (i = 0; i < sizeof made / sizeof *made; i++)
            nn_app_owns(app, nn_app_text(app, "%s_%s", stem, made[i]), "");
        TRY(input_rows(app, o->in.train, o->in.labels, err));
        TRY(input_rows(app, o->in.test, o->in.test_labels, err));
        if (tune) TRY(input_model(app, f->from, err));
        /* the first epochs of a longer run, unless its learning rates follow from its length */
        if (f->schedule != COSINE) nn_app_may_change(app, tune ? "finetune.epochs" : "train.epochs");
        TRY(nn_app_out_open(app, stem, err));
    }
    nn_report_begin(
        &rep, app, nn_app_text(app, "%s %s", tune ? "Fine-tuning on" : "Training on", f->name),
        nn_app_text(app, "%s, %s %g, batch %zu, up to %zu epochs, seed %llu",
                    tune ? (f->freeze ? "head only, backbone frozen" : "whole model") : f->arch,
                    nn_opt_name((nn_opt)(f->optimizer + 1)), f->lr, f->batch, f->epochs,
                    (unsigned long long)app->seed));
    job.app = app;
    job.o = o;
    job.f = f;
    job.in = &o->in;
    job.base = tune ? &base : NULL;
    job.stem = stem;
    job.rep = &rep;
    job.out = &out;
    job.fig = &fig;
    TRY(fit(&job, err));
    if (!app->dry_run) {
        TRY(nn_report_end(&rep, app_stem_path(app, "report.html"), err));
        if (tune)
            nn_app_next(
                app, "artificial_data taskvec --pretrained %s --finetuned %s --op add --test %s",
                f->from, nn_app_path(app, "%s_model.pth", stem), o->in.test ? o->in.test : "F.csv");
        else
            nn_app_next(app,
                        "artificial_data finetune --from %s --train F.csv, or evaluate --model %s "
                        "--test F.csv",
                        nn_app_path(app, "%s_model.pth", stem),
                        nn_app_path(app, "%s_model.pth", stem));
    }
done:
    if (status != NN_OK) nn_report_drop(&rep);
    model_free(&base);
    model_free(&out);
    return status;
}
static nn_status cmd_taskvec(nn_app *app, opts *o, nn_error *err)
{
    edit_job *j = (edit_job *)calloc(1, sizeof *j);
    nn_report rep;
    nn_status status = NN_OK;
    const char *stem = nn_app_text(app, "taskvec_%s", op_name[o->edit.op]);
    memset(&rep, 0, sizeof rep);
    if (!j) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    o->in.delimiter = ",";
    o->in.header = 1;
    TRY(edit_open(app, j, o, &o->edit, &o->in, err));
    if (app->dry_run) {
        nn_app_count(app, "models", j->n_ft + 1);
        nn_app_count(app, "test_sets", j->n_sets);
        goto done;
    }
    TRY(input_model(app, o->edit.pretrained, err));
    TRY(input_list(app, &o->edit.finetuned, 1, err));
    TRY(input_list(app, &o->edit.head, 1, err));
    TRY(input_list(app, &o->edit.test, 0, err));
    TRY(input_list(app, &o->edit.val, 0, err));
    TRY(nn_app_out_open(app, stem, err));
    nn_report_begin(
        &rep, app, nn_app_text(app, "Task vectors: %s", op_name[o->edit.op]),
        nn_app_text(app, "%zu fine-tuned model%s, %zu test set%s, each with its own head", j->n_ft,
                    j->n_ft > 1 ? "s" : "", j->n_sets, j->n_sets > 1 ? "s" : ""));
    TRY(describe_taus(app, j, stem, &rep, err));
    TRY(sweep(app, j, o, &o->edit, o->edit.op, stem, &rep, err));
    nn_app_result_text(app, "exact_at_1", j->inexact ? "no" : "yes");
    {
        size_t i;
        for (i = 0; i < app->n_values; i++)
            if (!app->values[i].text && ends_with(app->values[i].name, "_accuracy"))
                nn_report_figure(&rep, app->values[i].name, percent(app, app->values[i].num), NULL);
            else if (!app->values[i].text && strcmp(app->values[i].name, "scale") == 0)
                nn_report_figure(&rep, "coefficient", nn_app_text(app, "%.4g", app->values[i].num),
                                 o->edit.val.n ? "chosen on the validation rows" :
                                                 "the last of the sweep");
    }
    TRY(nn_report_end(&rep, app_stem_path(app, "report.html"), err));
done:
    if (status != NN_OK) nn_report_drop(&rep);
    edit_free(j);
    free(j);
    return status;
}
static nn_status load_asked(nn_app *app, opts *o, model *m, nn_error *err)
{
    const char *path = o->model ? o->model : o->backbone;
    nn_status s;
    if (!path || (o->backbone && !o->head) || (o->head && !o->backbone))
        return nn_app_misuse(app, err, "expected --model CKPT, or --backbone CKPT with --head CKPT");
    s = model_load(app, m, path, o->model ? NULL : o->head, o->arch, o->naming_act, &o->map, err);
    if (s == NN_OK) s = maps_met(app, &o->map, err);
    if (s != NN_OK) { model_free(m); return s; }
    if (nn_app_asked(app, "data.input_divide")) m->divide = o->in.divide;
    if (nn_app_asked(app, "data.input_mean")) m->mean = o->in.mean;
    if (nn_app_asked(app, "data.input_std")) m->std = o->in.std;
    return NN_OK;
}
static nn_status cmd_evaluate(nn_app *app, opts *o, nn_error *err)
{
    model m = NN_ZERO;
    rows r = NN_ZERO;
    eval e = NN_ZERO;
    nn_report rep;
    input_opts named;
    nn_status status = NN_OK;
    const char *stem;
    memset(&rep, 0, sizeof rep);
    TRY(tables_fit(app, o->in.test, NULL, err));
    TRY(load_asked(app, o, &m, err));
    named = with_label_of(&o->in, o->in.test, m.label);
    TRY(load_rows(app, &named, o->in.test, o->in.labels, 1, &r, err));
    TRY(map_classes(app, &r, m.classes, m.n_classes, err));
    TRY(match_columns(app, &o->in, m.features, m.net->n_in, &r, err));
    TRY(prepare_all(&m, &r, err));
    TRY(judge(app, &m, &r, &e, err));
    stem = nn_app_text(app, "%s_on_%s", name_of(app, o->model ? o->model : o->head),
                       name_of(app, o->in.test));
    if (app->dry_run) { nn_app_count(app, "rows", e.n); goto done; }
    TRY(input_model(app, o->model ? o->model : o->backbone, err));
    TRY(input_model(app, o->model ? NULL : o->head, err));
    TRY(input_rows(app, o->in.test, o->in.labels, err));
    TRY(nn_app_out_open(app, stem, err));
    nn_report_begin(&rep, app, nn_app_text(app, "Evaluation of %s", o->model ? o->model : o->head),
                    nn_app_text(app, "%zu rows of %s", e.n, o->in.test));
    nn_report_figure(&rep, "accuracy", percent(app, e.accuracy), nn_app_text(app, "%zu rows", e.n));
    nn_report_figure(&rep, "macro F1", nn_app_text(app, "%.4f", e.macro.f1), NULL);
    nn_report_figure(&rep, "log-loss", nn_app_text(app, "%.4f", e.loss), "nats");
    nn_report_figure(&rep, "calibration error", nn_app_text(app, "%.4f", e.ece), "ECE, 15 bins");
    nn_app_count(app, "rows", e.n);
    nn_app_result(app, "accuracy", e.accuracy);
    nn_app_result(app, "balanced_accuracy", e.balanced);
    nn_app_result(app, "macro_f1", e.macro.f1);
    nn_app_result(app, "weighted_f1", e.weighted.f1);
    nn_app_result(app, "top3_accuracy", e.top3);
    if (e.auc == e.auc) nn_app_result(app, "roc_auc_ovr", e.auc);
    nn_app_result(app, "log_loss", e.loss);
    nn_app_result(app, "ece", e.ece);
    TRY(show_eval(app, &rep, &m, &e, stem, "test rows", err));
    TRY(nn_report_end(&rep, app_stem_path(app, "report.html"), err));
done:
    if (status != NN_OK) nn_report_drop(&rep);
    model_free(&m);
    rows_free(&r);
    eval_free(&e);
    return status;
}
static nn_status cmd_predict(nn_app *app, opts *o, nn_error *err)
{
    model m = NN_ZERO;
    rows r = NN_ZERO;
    eval e = NN_ZERO;
    nn_csv_writer c = NN_ZERO;
    nn_writer *w = NULL;
    input_opts named;
    nn_status status = NN_OK;
    size_t i, j;
    TRY(tables_fit(app, o->input, NULL, err));
    TRY(load_asked(app, o, &m, err));
    named = with_label_of(&o->in, o->input, m.label);
    TRY(load_rows(app, &named, o->input, NULL, named.label && !o->in.label, &r, err));
    nn_tensor_free(&r.y);
    TRY(match_columns(app, &o->in, m.features, m.net->n_in, &r, err));
    /* a training file without names: its last column is the label */
    if (r.x.shape[1] == m.net->n_in + 1 && !o->in.label && !ends_with(o->input, ".npz")) {
        rows_free(&r);
        nn_app_say(app, "%s: one column more than the model has inputs: the last one is left out",
                   o->input);
        TRY(load_rows(app, &o->in, o->input, NULL, 1, &r, err));
        nn_tensor_free(&r.y);
    }
    TRY(prepare_all(&m, &r, err));
    TRY(judge(app, &m, &r, &e, err));
    if (app->dry_run) { nn_app_count(app, "rows", e.n); goto done; }
    TRY(nn_app_file_open(app, o->output, err));
    TRY(nn_writer_open(&w, o->output, NULL, err));
    TRY(nn_csv_begin(&c, w, m.net->n_out + 1, 0, NULL, err));
    nn_csv_put_str(&c, "predicted");
    for (j = 0; j < m.net->n_out; j++) nn_csv_put_str(&c, nn_app_text(app, "p_%s", m.classes[j]));
    for (i = 0; i < e.n; i++) {
        nn_csv_put_str(&c, m.classes[e.pred[i]]);
        nn_csv_put_f64s(&c, e.p + i * e.k, e.k);
    }
    TRY(nn_csv_end(&c, err));
    status = nn_writer_commit(w, err);
    w = NULL;
    if (status == NN_OK) nn_app_count(app, "rows", e.n);
done:
    nn_writer_abort(w);
    model_free(&m);
    rows_free(&r);
    eval_free(&e);
    return status;
}
static nn_status cmd_summary(nn_app *app, opts *o, nn_error *err)
{
    model m = NN_ZERO;
    nn_status status = NN_OK;
    size_t need, i, broken = 0;
    char *s;
    TRY(load_asked(app, o, &m, err));
    need = nn_mlp_summary(m.net, NULL, 0);
    s = (char *)malloc(need + 1);
    if (!s) { status = nn_error_set(err, NN_E_NOMEM, "out of memory"); goto done; }
    (void)nn_mlp_summary(m.net, s, need + 1);
    if (!app->json) fputs(s, stdout);
    free(s);
    nn_app_count(app, "inputs", m.net->n_in);
    nn_app_count(app, "classes", m.net->n_out);
    nn_app_count(app, "parameters", m.net->n_params);
    nn_app_count(app, "backbone_parameters", m.net->n_backbone_params);
    for (i = 0; i < m.net->n_params; i++) broken += m.net->params[i] - m.net->params[i] != 0;
    if (broken) {
        nn_app_count(app, "nonfinite_parameters", broken);
        nn_app_warn(app, "%s: %zu of %zu weights are NaN or infinite", m.path, broken, m.net->n_params);
    }
    nn_app_result_text(app, "weights_sha256", m.weights);
    nn_app_result_text(app, "backbone_sha256", m.backbone);
    if (m.initial[0]) nn_app_result_text(app, "initial_backbone_sha256", m.initial);
    if (m.described && !app->json) {
        printf("labels");
        for (i = 0; i < m.n_classes && i < 40; i++) printf(" %s", m.classes[i]);
        printf("%s\nscaler %s\n", m.n_classes > 40 ? " ..." : "", m.scaler_mean ? "standard" : "none");
    }
done:
    model_free(&m);
    return status;
}
/* Sets of an earlier `generate` in the folder are not those of this run. */
static nn_status all_check(nn_app *app, void *sets, nn_error *err)
{
    size_t i;
    for (i = 0; i < 3 && !app->resume && !app->overwrite; i++) {
        const char *path = nn_app_path(app, "artificial_datasets/%s_train.csv", ((gen_opts *)sets)[i].name);
        if (nn_file_exists(path, NULL))
            return nn_error_set(err, NN_E_ARG, "%s: is there already: use --overwrite or another --out", path);
    }
    return NN_OK;
}
/* every step: three sets, training, two fine-tunings and a frozen one, every operation with its sweep */
static nn_status cmd_all(nn_app *app, opts *o, nn_error *err)
{
    gen_opts set[3];
    nn_report rep;
    nn_status status = NN_OK;
    edit_job *j = (edit_job *)calloc(1, sizeof *j);
    model base = NN_ZERO, out = NN_ZERO;
    fit_figures fig[4];
    fit_job job;
    fit_opts f;
    input_opts in = o->in;
    size_t i;
    int op;
    const char *top = app->out, *data, *ck;
    char title[64];
    memset(&rep, 0, sizeof rep);
    if (!j) return nn_error_set(err, NN_E_NOMEM, "out of memory");
    o->gen.name = "dataset1";
    o->gen.shift = "0";
    o->gen.scale = "1";
    o->gen.n_redundant = 2;
    o->gen.n_clusters = 2;
    o->gen.flip_y = 0.01;
    o->gen.class_sep = o->demo ? 1.5 : 1;
    o->gen.hypercube = o->gen.shuffle = o->gen.stratify = o->gen.truth = o->gen.regroup = 1;
    o->gen.share_columns = 1;
    o->gen.share_clusters = 0.75;
    o->gen.test_size = 0.2;
    o->gen.split_seed = 42;
    (void)preset_sets(app, set, &o->gen, o->gen.preset ? o->gen.preset : o->compat ? 2 : 1, o->demo);
    in.delimiter = ",";
    in.header = 1;
    in.divide = in.std = 1;
    TRY(select_count(app, in.select, &i, err));
    app->check = all_check;
    app->checked = set;
    TRY(nn_app_out_open(app, "", err));
    data = nn_app_path(app, "artificial_datasets");
    ck = nn_app_path(app, "artificial_checkpoints");
    nn_report_begin(&rep, app,
                    o->demo ? "Artificial data: the whole workflow, demo scale" :
                              "Artificial data: the whole workflow",
                    "three data sets; a model trained on the first, fine-tuned on the others; its "
                    "weights edited with task vectors");
    TRY(nn_dir_make(data, NULL, err));
    TRY(nn_dir_make(ck, NULL, err));
    TRY(nn_dir_clean(data, NULL, err));
    TRY(nn_dir_clean(ck, NULL, err));
    nn_report_section(&rep, "1. Data sets");
    for (i = 0; i < 3; i++) {
        TRY(generate(app, &set[i], data, &rep, err));          /* resumed, too: the same bytes */
    }
    if (app->dry_run) goto done;
    for (i = 0; i < 4; i++) {
        static const char *const heading[4] = { "2. Training on dataset1",
                                                "3. Fine-tuning on dataset2, whole model",
                                                "4. Fine-tuning on dataset3, whole model",
                                                "5. Fine-tuning on dataset3, backbone frozen" };
        static const char *const stems[4] = { "mlp_dataset1", "mlp_dataset2_finetuned",
                                              "mlp_dataset3_finetuned", "mlp_dataset3_frozen" };
        size_t k = i < 3 ? i : 2;
        f = i ? o->tune : o->train;
        f.name = nn_app_text(app, "%s", stems[i] + 4);
        f.freeze = i == 3;
        in.train = nn_app_text(app, "%s/%s_train.csv", data, set[k].name);
        in.test = nn_app_text(app, "%s/%s_test.csv", data, set[k].name);
        nn_report_section(&rep, heading[i]);
        app->out = ck;
        memset(&job, 0, sizeof job);
        job.app = app;
        job.o = o;
        job.f = &f;
        job.in = &in;
        job.base = i ? &base : NULL;
        job.stem = stems[i];
        job.rep = &rep;
        job.out = &out;
        job.fig = &fig[i];
        status = fit(&job, err);
        app->out = top;
        if (status != NN_OK) goto done;
        if (i == 0) {
            base = out;
            base.path = "the base model";
            base.from = NULL;
            memset(&out, 0, sizeof out);
        } else model_free(&out);
    }
    nn_report_section(&rep, "6. Task vectors");
    {
        static const char *ft[2], *tests[3], *vals[3];
        edit_opts e = o->edit;
        for (i = 0; i < 3; i++) {
            tests[i] = nn_app_text(app, "%s/%s_test.csv", data, set[i].name);
            vals[i] = nn_app_text(app, "%s/%s_train.csv", data, set[i].name);
        }
        ft[0] = nn_app_text(app, "%s/mlp_dataset2_finetuned_model.pth", ck);
        ft[1] = nn_app_text(app, "%s/mlp_dataset3_finetuned_model.pth", ck);
        e.pretrained = nn_app_text(app, "%s/mlp_dataset1_model.pth", ck);
        e.finetuned.v = ft;
        e.finetuned.n = 2;
        e.test.v = tests;
        e.test.n = 3;
        e.val.v = vals;
        e.val.n = o->compat || in.val_size == 0 ? 0 : 3;    /* nothing held back, nothing to choose on */
        e.head.n = 0;
        e.weights.n = 0;
        TRY(edit_open(app, j, o, &e, &in, err));
        app->out = nn_app_path(app, "artificial_taskvec");
        status = nn_dir_make(app->out, NULL, err);
        if (status == NN_OK) status = describe_taus(app, j, "taskvec", &rep, err);
        for (op = 0; op < 10 && status == NN_OK; op++) {
            edit_opts eo = e;
            if (op == OP_NEGATE) j->n_ft = 1;                  /* forget one task, keep the others */
            (void)snprintf(title, sizeof title, "6.%d %s", op + 1, op_name[op]);
            nn_report_section(&rep, title);
            status = sweep(app, j, o, &eo, op, nn_app_text(app, "taskvec_%s", op_name[op]), &rep, err);
            j->n_ft = 2;
        }
        app->out = top;
        if (status != NN_OK) goto done;
    }
    nn_report_text(&rep,
                   "The frozen backbone kept its bytes: %s. At coefficient 1 every task vector "
                   "gave its fine-tuned backbone back bit for bit.",
                   fig[3].unchanged ? "yes" : "no");
    nn_app_result_text(app, "frozen_backbone_unchanged", fig[3].unchanged ? "yes" : "no");
    nn_app_result_text(app, "exact_at_1", j->inexact ? "no" : "yes");
    TRY(nn_report_end(&rep, nn_app_path(app, "report.html"), err));
done:
    if (status != NN_OK) nn_report_drop(&rep);
    app->out = top;
    edit_free(j);
    free(j);
    model_free(&base);
    model_free(&out);
    return status;
}

int main(int argc, char **argv)
{
    static nn_app app;
    static opts o;
    nn_error err = { 0 };
    nn_status s = NN_OK;
    int rc = nn_app_begin(&app, &program, &o, argc, argv);
    if (rc >= 0) return rc;
    switch (app.command) {
    case C_GENERATE: s = cmd_generate(&app, &o, &err); break;
    case C_TRAIN: s = cmd_fit(&app, &o, 0, &err); break;
    case C_FINETUNE: s = cmd_fit(&app, &o, 1, &err); break;
    case C_TASKVEC: s = cmd_taskvec(&app, &o, &err); break;
    case C_EVALUATE: s = cmd_evaluate(&app, &o, &err); break;
    case C_PREDICT: s = cmd_predict(&app, &o, &err); break;
    case C_SUMMARY: s = cmd_summary(&app, &o, &err); break;
    default: s = cmd_all(&app, &o, &err); break;
    }
    rc = nn_app_finish(&app, s == NN_OK ? NULL : &err);
    return rc;
}
NN_FP_END
