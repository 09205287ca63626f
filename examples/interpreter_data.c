/* examples/interpreter_data.c - data sets for models that read models: small subject models trained
 * on letter patterns, degraded and repaired,
 * with activation signatures, as prompt and completion records.
 *
 * Build:  cc -O2 -fopenmp examples/interpreter_data.c -o interpreter_data -lm  (without -fopenmp:
 *         one thread, use --shard)
 * Run:    interpreter_data run-data-gen --dataset.output_dataset_length 20 --out out/interpreter
 * Then look at out/interpreter/report.html, `head -n 1 data/train-00000.jsonl`, and
 * examples/scale/README.md for 10^6 records.
 *
 * One seed, one data set: record k is made from (seed, k) alone, so threads, shards, kill -9 and
 *   --resume end in the same bytes. Sections: [OPTIONS]
 * [CONTEXT] [SUBJECT] [SINK] [UPLOAD] [GENERATE] [COMMANDS]. */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64     /* files over 2 GiB where size_t has 32 bits */
#define NN_STATIC           /* one file: only what it calls is compiled */
#define NN_IMPLEMENTATION
#include "nn_app.h"
#include "nn_report.h"
#include "nn_tokens.h"
#include "../nn_sig.h"
#include "../nn_train.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>

NN_FP_BEGIN            /* one seed, one result: here too no compiler may fuse a product and a sum
                           on its own (gcc's default on AArch64) */

/* ==== [OPTIONS] ========================================================== */
enum { CMD_SIG, CMD_RUN, CMD_BENCH, CMD_SHOW, CMD_STATS, CMD_VERIFY, CMD_MERGE, CMD_SCORE, CMD_BASELINE };
#define IN(c) (1u << (c))
typedef struct opts {
    const char *sig_path;
    int on[NN_SIG_METHODS];
    size_t pca, svd, fourier, bins, clusters;
    int post_activation, style;
    nn_irange layers, neurons;
    nn_texts acts;
    double dropout;
    size_t vocab, length;
    int precision, quantization, per_channel, keep_scale, mean_rule, qat;
    nn_range lr;
    int lr_scale, input;
    size_t n;
    nn_texts enabled;
    size_t pmin, pmax, each_min, total, max_total;
    double negative_ratio;
    size_t epochs, batch, patience;
    double min_degradation, val_split;
    size_t stage1_epochs, stage2_epochs;
    double min_improvement, lr_factor, corruption;
    int specific;
    double min_pattern, max_other;
    size_t test_size;
    uint64_t seed;
    int device_key;
    size_t interval, max_threads, max_attempts, max_cells, max_tokens;
    int balanced;
    int gzip;
    const char *output_dir;
    double test_fraction, validation_fraction;
    const char *tokenizer;
    int tokenizer_rules;
    int chat, modification, classification, compat, preset;
    /* how sets are made, what labels mean, what proves the cause */
    int distinct, behaviour_labels, control, placebo, last_layer_only;
    double near_negatives, listed, partial, max_elsewhere, max_control_damage, max_other_gain;
    size_t decimals;
    int integers, form, columns;
    const char *metrics_dir;
    int tensorboard, auto_launch, update_freq;
    size_t port, tb_runs;
    const char *hub, *hub_program;
    const char *license, *description; nn_texts tags;
    int hub_private, hub_at_end, hub_cleanup;
    double hub_retry;
    size_t hub_tries;
    const char *shard, *filename, *completions, *export_file, *rows_file;
    size_t size, per_pattern, sample;
    int every, every_epoch, card;
} opts;
#define F(m) offsetof(opts, m)
/* Commands that make records from their flags; READS: from the config.yaml of a set that is there */
#define MAKES (IN(CMD_RUN) | IN(CMD_SHOW))
#define DRAWS (MAKES | IN(CMD_SIG) | IN(CMD_BENCH))
#define READS (IN(CMD_VERIFY) | IN(CMD_MERGE) | IN(CMD_SCORE) | IN(CMD_BASELINE))
#define HUB (IN(CMD_RUN) | IN(CMD_MERGE))
#define METHOD(name_, index_, def_, help_, probe_)                                    \
    { .key = "signature.neuron_profile_methods." name_ ".enabled", .type = NN_APP_BOOL, \
      .field = F(on[index_]), .def = def_, .group = "signature", .help = help_,         \
      .alias = name_, .commands = MAKES | READS, .from_file = READS,                    \
      .effect = NN_EFFECT_DATA, .probe = probe_ }
/* the row, then where it belongs and what it does: commands, mode, effect, probe */
#define OPTF(key_, type_, field_, def_, lo_, hi_, unit_, choices_, group_, help_, cmds_, mode_,  \
             effect_, probe_, fixture_)                                                         \
    { .key = key_, .type = type_, .field = field_, .def = def_, .min = lo_, .max = hi_,         \
      .unit = unit_, .choices = choices_, .group = group_, .help = help_,                       \
      .commands = (cmds_) | READS, .from_file = READS & ~(unsigned)(cmds_), .mode = mode_,      \
      .effect = NN_EFFECT_##effect_, .probe = probe_, .fixture = fixture_ }
#define OPT(...) OPTF(__VA_ARGS__, NULL)
static const nn_option options[] = {
    OPT("signature.dataset_path", NN_APP_TEXT, F(sig_path), NULL, 0, 0, NULL, NULL, "signature",
        "probe set made by create-sig-dataset; none = made from the seed, 200 sequences",
        MAKES, NULL, DATA, "sig2.json"),
    METHOD("mean", NN_SIG_MEAN, "true", "mean per neuron", "false"),
    METHOD("std", NN_SIG_STD, "true", "population standard deviation", "false"),
    METHOD("max", NN_SIG_MAX, "false", "largest value", "true"),
    METHOD("min", NN_SIG_MIN, "false", "smallest value", "true"),
    METHOD("sparsity", NN_SIG_SPARSITY, "false", "share of |a| below 0.001", "true"),
    METHOD("pca", NN_SIG_PCA, "false", "loadings on the principal axes", "true"),
    OPT("signature.neuron_profile_methods.pca.components", NN_APP_SIZE, F(pca), "3", 1, 1000, "axes", NULL,
        "signature", "how many",
        MAKES, "pca", DATA, "--pca;2"),
    METHOD("entropy", NN_SIG_ENTROPY, "false", "entropy of a histogram, bits", "true"),
    OPT("signature.neuron_profile_methods.entropy.bins", NN_APP_SIZE, F(bins), "20", 1, 1e6, "bins", NULL,
        "signature", "of the histogram",
        MAKES, "entropy", DATA, "--entropy;5"),
    METHOD("clustering", NN_SIG_CLUSTERING, "false", "centres of the best 1-D k-means", "true"),
    OPT("signature.neuron_profile_methods.clustering.n_clusters", NN_APP_SIZE, F(clusters), "2", 1, 1000,
        "clusters", NULL, "signature", "how many",
        MAKES, "clustering", DATA, "--clustering;3"),
    METHOD("svd", NN_SIG_SVD, "false", "loadings on the right singular vectors", "true"),
    OPT("signature.neuron_profile_methods.svd.components", NN_APP_SIZE, F(svd), "2", 1, 1000, "vectors",
        NULL, "signature", "how many",
        MAKES, "svd", DATA, "--svd;1"),
    METHOD("fourier", NN_SIG_FOURIER, "false", "largest magnitudes of the DFT over the probes", "true"),
    OPT("signature.neuron_profile_methods.fourier.n_frequencies", NN_APP_SIZE, F(fourier), "1", 1, 1e6,
        "magnitudes", NULL, "signature", "how many",
        MAKES, "fourier", DATA, "--fourier;2"),
    METHOD("pattern_wise", NN_SIG_PATTERN_WISE, "false", "mean per pattern of the probe set", "true"),
    OPT("signature.post_activation", NN_APP_BOOL, F(post_activation), "false", 0, 0, NULL, NULL,
        "signature", "profile the values after the activation",
        MAKES, NULL, DATA, "true"),
    OPT("signature.prompt_format.style", NN_APP_ENUM, F(style), "separate", 0, 0, NULL,
        "separate|interwoven", "signature", "weights and signature one after the other, or layer by layer",
        MAKES, NULL, DATA, "interwoven"),
    OPT("signature.prompt_format.form", NN_APP_ENUM, F(form), "named", 0, 0, NULL, "named|listed|none",
        "signature",
        "in the prompts: every neuron's values by name, lists over a layer's neurons, or no signature",
        MAKES, NULL, DATA, "listed"),
    OPT("model.num_layers", NN_APP_IRANGE, F(layers), "6:9", 1, 64, "hidden layers", NULL, "model",
        "uniform in the range",
        MAKES, NULL, DATA, "3"),
    OPT("model.neurons_per_layer", NN_APP_IRANGE, F(neurons), "25:40", 1, 4096, "neurons", NULL, "model",
        "uniform in the range",
        MAKES, NULL, DATA, "9"),
    OPT("model.activation_types", NN_APP_TEXTS, F(acts), "relu,gelu", 0, 0, NULL,
        "relu|gelu|tanh|sigmoid|leaky_relu", "model", "one is drawn",
        MAKES, NULL, DATA, "tanh"),
    { .key = "model.dropout_rate", .type = NN_APP_NUM, .field = F(dropout), .def = "0", .max = 1,
      .unit = "0..1", .group = "model", .help = "after every activation while training",
      .flags = NN_APP_BELOW, .commands = MAKES | READS,
      .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "0.1" },
    OPT("model.vocab_size", NN_APP_SIZE, F(vocab), "7", 5, 26, "letters", NULL, "model", "alphabet from A",
        DRAWS, NULL, DATA, "6"),
    OPT("model.sequence_length", NN_APP_SIZE, F(length), "7", 4, 20, "letters", NULL, "model", "of every sequence",
        DRAWS, NULL, DATA, "6"),
    OPT("model.precision", NN_APP_ENUM, F(precision), "float32", 0, 0, NULL, "float32|float16|bfloat16",
        "model", "weights are rounded to it when they are captured",
        MAKES, NULL, DATA, "float16"),
    OPT("model.quantization", NN_APP_ENUM, F(quantization), "none", 0, 0, NULL,
        "none|int8|int4|ternary|binary", "model", "of both models before they are captured",
        MAKES, NULL, DATA, "int8"),
    OPT("model.quantization_per_channel", NN_APP_BOOL, F(per_channel), "false", 0, 0, NULL, NULL, "model",
        "one scale per output neuron",
        MAKES, "quantization!=none", DATA, "--quantization int8;true"),
    OPT("model.keep_scale", NN_APP_BOOL, F(keep_scale), "true", 0, 0, NULL, NULL, "model",
        "false: codes without their scale, as in the original",
        MAKES, "quantization!=none", DATA, "--quantization int8;false"),
    OPT("model.ternary_mean_rule", NN_APP_BOOL, F(mean_rule), "false", 0, 0, NULL, NULL, "model",
        "BitNet b1.58's ternary rule",
        MAKES, "quantization=ternary", DATA, "--quantization ternary;true"),
    OPT("model.quantization_aware", NN_APP_BOOL, F(qat), "false", 0, 0, NULL, NULL, "model",
        "train through the quantizer (straight-through)",
        MAKES, "quantization!=none or precision!=float32", DATA, "--quantization int8;true"),
    { .key = "model.learning_rate", .type = NN_APP_RANGE, .field = F(lr), .def = "0.003:0.008", .max = 10,
      .group = "model", .help = "of stage 1, drawn in the range", .flags = NN_APP_ABOVE,
      .commands = MAKES | READS,
      .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "0.004:0.009" },
    OPT("model.learning_rate_scale", NN_APP_ENUM, F(lr_scale), "linear", 0, 0, NULL, "linear|log", "model",
        "how it is drawn",
        MAKES, NULL, DATA, "log"),
    OPT("model.scheduler.type", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "model",
        "the rate is constant within a stage", DRAWS, NULL, TEXT, NULL),
    OPT("model.scheduler.warmup_steps", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "model",
        "the rate is constant within a stage", DRAWS, NULL, TEXT, NULL),
    OPT("model.weight_decimals", NN_APP_SIZE, F(decimals), "4", 0, 6, "decimals", NULL, "model",
        "weights are rounded to it when they are captured; 0 = not",
        MAKES, "distinct", DATA, "2"),
    OPT("model.weight_integers", NN_APP_BOOL, F(integers), "false", 0, 0, NULL, NULL, "model",
        "weights are printed as whole numbers in units of the last of weight_decimals",
        MAKES, "distinct", DATA, "true"),
    OPT("model.input", NN_APP_ENUM, F(input), "onehot", 0, 0, NULL, "onehot|index", "model",
        "one-hot letters, or the letter's index as a number",
        MAKES, NULL, DATA, "index"),
    { .key = "dataset.output_dataset_length", .type = NN_APP_SIZE, .field = F(n), .def = "1000", .min = 1,
      .max = 1e12, .unit = "records", .group = "data set",
      .help = "valid records to make; --resume with more of them lets a set grow",
      .alias = "length|n", .flags = NN_APP_MAY_CHANGE, .commands = MAKES | READS,
      .from_file = READS | IN(CMD_SHOW), .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "dataset.patterns.enabled_patterns", .type = NN_APP_TEXTS, .field = F(enabled),
      .choices = "all_same|palindrome|sorted_ascending|sorted_descending|alternating|"
                 "contains_abc|starts_with|ends_with|"
                 "no_repeats|has_majority|increasing_pairs|decreasing_pairs|vowel_consonant|"
                 "first_last_match|mountain_pattern",
      .group = "data set", .help = "none = all that exist at this size", .alias = "patterns",
      .commands = MAKES | IN(CMD_BENCH) | READS,
      .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "palindrome,sorted_ascending,starts_with" },
    OPT("dataset.patterns.min_patterns_per_batch", NN_APP_SIZE, F(pmin), "2", 1, 15, "patterns", NULL,
        "data set", "fewest per record",
        MAKES, NULL, DATA, "2"),
    OPT("dataset.patterns.max_patterns_per_batch", NN_APP_SIZE, F(pmax), "5", 1, 15, "patterns", NULL,
        "data set", "most per record",
        MAKES, NULL, DATA, "1"),
    OPT("dataset.patterns.samples_per_pattern.min", NN_APP_SIZE, F(each_min), "10", 1, 1e6, "rows", NULL,
        "data set", "least positive rows per pattern",
        MAKES, NULL, DATA, "200"),
    OPT("dataset.patterns.negative_ratio", NN_APP_NUM, F(negative_ratio), "1", 0, 100, NULL, NULL,
        "data set", "negative rows per positive row",
        MAKES, NULL, DATA, "0.8"),
    OPT("dataset.patterns.target_total_examples", NN_APP_SIZE, F(total), "12000", 1, 1e7, "rows", NULL,
        "data set", "rows per subject model",
        MAKES, NULL, DATA, "500"),
    OPT("dataset.patterns.max_total_examples", NN_APP_SIZE, F(max_total), "13000", 1, 1e7, "rows", NULL,
        "data set", "most rows",
        MAKES, NULL, DATA, "--samples-per-pattern.min 150;350"),
    { .key = "dataset.patterns.distinct", .type = NN_APP_BOOL, .field = F(distinct), .def = "true",
      .group = "data set",
      .help = "no sequence twice, but where a pattern has fewer than its rows; false: drawn with replacement",
      .commands = MAKES | READS, .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "plain" },
    OPT("dataset.patterns.near_negatives", NN_APP_NUM, F(near_negatives), "0.2", 0, 1, "0..1", NULL,
        "data set", "share of the negatives that follow a pattern which is not the model's (needs distinct)",
        MAKES, "distinct", DATA, "0.5"),
    OPT("dataset.patterns.balanced_targets", NN_APP_BOOL, F(balanced), "true", 0, 0, NULL, NULL,
        "data set", "a record's target and number of patterns are drawn first and kept when an attempt is refused",
        MAKES, NULL, DATA, "true"),
    { .key = "training.epochs", .type = NN_APP_SIZE, .field = F(epochs), .def = "20", .min = 1, .max = 1e6,
      .unit = "epochs", .group = "training",
      .help = "single-stage training only (include_modification: false)",
      .commands = MAKES | READS, .from_file = READS, .mode = "!include_modification",
      .effect = NN_EFFECT_DATA, .probe = "3", .fixture = "classes" },
    OPT("training.batch_size", NN_APP_SIZE, F(batch), "64", 1, 1e6, "rows", NULL, "training", "per step",
        MAKES, NULL, DATA, "16"),
    OPTF("training.early_stopping.patience", NN_APP_SIZE, F(patience), "5", 0, 1e6, "epochs", NULL,
        "training", "0 = never stop early",
        MAKES, NULL, DATA, "--batch-size 8;1", "@patience"),
    OPT("training.early_stopping.min_accuracy", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "training",
        "patience alone stops; the gates judge accuracy", DRAWS, NULL, TEXT, NULL),
    OPT("training.early_stopping.min_improvement", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "training",
        "any lower validation loss is an improvement", DRAWS, NULL, TEXT, NULL),
    OPTF("training.min_degradation_threshold", NN_APP_NUM, F(min_degradation), "0.05", 0, 1, "0..1", NULL,
        "training", "gate 1, with min_pattern_improvement",
        MAKES, "include_modification", DATA, "0.3", "@degradation"),
    { .key = "training.validation_split", .type = NN_APP_NUM, .field = F(val_split), .def = "0.2",
      .max = 1, .unit = "0..1", .group = "training", .help = "share of the rows that choose the weights",
      .flags = NN_APP_ABOVE | NN_APP_BELOW, .commands = MAKES | READS,
      .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "0.3" },
    OPT("training.num_workers", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "training",
        "there are no loader processes", MAKES | IN(CMD_SIG) | IN(CMD_BENCH), NULL, TEXT, NULL),
    OPT("training.pin_memory", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "training",
        "there is no device memory", MAKES | IN(CMD_SIG) | IN(CMD_BENCH), NULL, TEXT, NULL),
    OPT("staged_training.max_degraded_epochs", NN_APP_SIZE, F(stage1_epochs), "8", 1, 1e6, "epochs", NULL,
        "stages", "stage 1: so many, or at most where min_improvement_threshold ends it",
        MAKES, "include_modification", DATA, "5"),
    { .key = "staged_training.degraded_epochs", .type = NN_APP_SIZE, .field = F(stage1_epochs), .def = "8",
      .min = 1, .max = 1e6, .unit = "epochs", .group = "stages",
      .help = "stage 1: exactly so many (an older name of max_degraded_epochs)", .flags = NN_APP_HIDDEN,
      .commands = MAKES | READS,
      .from_file = READS, .mode = "include_modification", .effect = NN_EFFECT_DATA, .probe = "6" },
    OPT("staged_training.min_improvement_threshold", NN_APP_NUM, F(min_improvement), "0", 0, 1, "0..1",
        NULL, "stages",
        "above 0: stage 1 ends at a clean validation loss of (1 - this) times that of epoch 1; 0 = after max_degraded_epochs",
        MAKES, "include_modification", DATA, "0.01"),
    OPT("staged_training.improvement_epochs", NN_APP_SIZE, F(stage2_epochs), "12", 1, 1e6, "epochs", NULL,
        "stages", "stage 2, at most",
        MAKES, "include_modification", DATA, "6"),
    { .key = "staged_training.improvement_lr_factor", .type = NN_APP_NUM, .field = F(lr_factor),
      .def = "0.5", .max = 100, .group = "stages", .help = "stage 2's rate over stage 1's",
      .flags = NN_APP_ABOVE, .commands = MAKES | READS,
      .from_file = READS, .mode = "include_modification", .effect = NN_EFFECT_DATA, .probe = "0.1" },
    OPT("staged_training.corruption_rate", NN_APP_NUM, F(corruption), "0.6", 0, 1, "0..1", NULL, "stages",
        "share of the target's rows with a flipped label",
        MAKES, "include_modification", DATA, "0.3"),
    OPT("staged_training.last_layer_only", NN_APP_BOOL, F(last_layer_only), "false", 0, 0, NULL, NULL,
        "stages", "stage 2 moves the last layer alone",
        MAKES, "include_modification", DATA, "true"),
    { .key = "staged_training.placebo", .type = NN_APP_ENUM, .field = F(placebo), .def = "none",
      .choices = "none|spread|other", .group = "stages",
      .help = "to test the gates: as many flips over all patterns, or on one that is not the target",
      .commands = MAKES | READS, .from_file = READS, .mode = "include_modification distinct",
      .effect = NN_EFFECT_DATA, .probe = "other", .fixture = "@placebo" },
    OPT("validation.control", NN_APP_BOOL, F(control), "true", 0, 0, NULL, NULL, "gates",
        "gates 4 to 6: a twin trained on clean labels shows what the corruption caused",
        MAKES, "include_modification distinct", DATA, "false"),
    OPTF("validation.max_control_damage", NN_APP_NUM, F(max_control_damage), "0.05", 0, 1, "0..1", NULL,
        "gates", "gate 5: no other is worse than in the twin by more than this",
        MAKES, "include_modification distinct control", DATA, "0", "@damage"),
    OPTF("validation.max_other_gain", NN_APP_NUM, F(max_other_gain), "0.1", 0, 1, "0..1", NULL, "gates",
        "gate 6: no other gains more than this in stage 2",
        MAKES, "include_modification distinct control", DATA, "1", "@gain"),
    OPTF("validation.max_elsewhere", NN_APP_NUM, F(max_elsewhere), "0.15", 0, 1, "0..1", NULL, "gates",
        "most that a model may accept of the sequences outside its patterns",
        MAKES, "distinct labels=behaviour", DATA, "0.02", "@elsewhere"),
    OPTF("validation.pattern_specific", NN_APP_BOOL, F(specific), "true", 0, 0, NULL, NULL, "gates",
        "gate 2: the target gains 0.02 more than the others",
        MAKES, "include_modification !compat or include_modification distinct", DATA, "false", "@specific"),
    OPTF("validation.min_pattern_improvement", NN_APP_NUM, F(min_pattern), "0.05", 0, 1, "0..1", NULL,
        "gates", "gate 1: the target gains at least this",
        MAKES, "include_modification !compat or include_modification distinct", DATA, "0.3", "@pattern"),
    OPTF("validation.max_other_degradation", NN_APP_NUM, F(max_other), "0.02", 0, 1, "0..1", NULL, "gates",
        "gate 3: no other loses more than this and two standard errors",
        MAKES, "include_modification !compat or include_modification distinct", DATA, "1", "@other"),
    OPT("validation.test_set_size", NN_APP_SIZE, F(test_size), "200", 10, 1e6, "rows", NULL, "gates",
        "held-out positives, and as many negatives, per pattern",
        MAKES, NULL, DATA, "30"),
    OPT("pipeline.random_seed", NN_APP_SEED, F(seed), "42", 0, 0, NULL, NULL, "pipeline", "of everything",
        DRAWS, NULL, DATA, "7"),
    OPT("pipeline.checkpoint_interval", NN_APP_SIZE, F(interval), "1000", 1, 1e9, "records", NULL,
        "pipeline", "records per part file",
        IN(CMD_RUN), NULL, DATA, "--length 2;1"),
    OPT("pipeline.gzip", NN_APP_BOOL, F(gzip), "false", 0, 0, NULL, NULL, "pipeline",
        "parts that are full, and the last one, become .jsonl.gz; merge packs plain shards, too",
        IN(CMD_RUN) | IN(CMD_MERGE), NULL, DATA, "true"),
    OPT("pipeline.max_threads", NN_APP_SIZE, F(max_threads), "4", 1, 4096, "threads", NULL, "pipeline",
        "--threads wins",
        IN(CMD_RUN), NULL, SPEED, "2"),
    OPT("pipeline.max_attempts", NN_APP_SIZE, F(max_attempts), "200", 1, 65535, "attempts", NULL,
        "pipeline", "per record, or with balanced_targets per target and number of patterns that it draws",
        MAKES, NULL, PLACE, "199"),
    OPT("pipeline.max_cells", NN_APP_SIZE, F(max_cells), "0", 0, 225, "draws", NULL, "pipeline",
        "targets and numbers of patterns that a record may draw, then the run stops; 0 = all that there are",
        MAKES, "balanced_targets", PLACE, "--balanced-targets;5"),
    OPT("pipeline.output_dir", NN_APP_TEXT, F(output_dir), NULL, 0, 0, NULL, NULL, "pipeline", "--out wins",
        IN(CMD_RUN), NULL, PLACE, "elsewhere"),
    OPT("pipeline.num_workers", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "pipeline",
        "threads do the work: max_threads", MAKES | IN(CMD_SIG) | IN(CMD_BENCH), NULL, TEXT, NULL),
    OPT("pipeline.pin_memory", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "pipeline",
        "there is no device memory", MAKES | IN(CMD_SIG) | IN(CMD_BENCH), NULL, TEXT, NULL),
    OPT("pipeline.examples_per_batch", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "pipeline",
        "every record is made alone", DRAWS, NULL, TEXT, NULL),
    OPT("pipeline.max_batches", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "pipeline",
        "output_dataset_length ends the run", DRAWS, NULL, TEXT, NULL),
    OPT("pipeline.log_level", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "pipeline",
        "--quiet is silent, everything else is said once", DRAWS, NULL, TEXT, NULL),
    OPT("pipeline.device", NN_APP_ENUM, F(device_key), "auto", 0, 0, NULL, "auto|cpu", "pipeline", "the CPU either way",
        IN(CMD_RUN), NULL, SPEED, "cpu"),
    OPT("metrics.dir", NN_APP_TEXT, F(metrics_dir), NULL, 0, 0, NULL, NULL, "metrics",
        "TensorBoard events; none = OUT/tensorboard",
        IN(CMD_RUN), "metrics.tensorboard.enabled", PLACE, "--tensorboard.enabled;boards"),
    OPT("metrics.tensorboard.enabled", NN_APP_BOOL, F(tensorboard), "true", 0, 0, NULL, NULL, "metrics",
        "write events of the first records",
        IN(CMD_RUN), NULL, PLACE, "true"),
    OPT("metrics.tensorboard.auto_launch", NN_APP_BOOL, F(auto_launch), "false", 0, 0, NULL, NULL,
        "metrics", "run tensorboard while generating (it must be installed; shard 0 only)",
        IN(CMD_RUN), "metrics.tensorboard.enabled", PLACE, "--tensorboard.enabled;true"),
    OPT("metrics.tensorboard.port", NN_APP_SIZE, F(port), "6006", 1, 65535, NULL, NULL, "metrics", "for auto_launch",
        IN(CMD_RUN), "metrics.tensorboard.enabled", TEXT, "--tensorboard.enabled;6123"),
    OPT("metrics.tensorboard.update_freq", NN_APP_ENUM, F(update_freq), "epoch", 0, 0, NULL, "epoch",
        "metrics", "one point per epoch",
        IN(CMD_RUN), "metrics.tensorboard.enabled", SPEED, "--tensorboard.enabled;epoch"),
    OPT("metrics.tensorboard.max_runs", NN_APP_SIZE, F(tb_runs), "20", 0, 1e6, "records", NULL, "metrics",
        "records that get curves",
        IN(CMD_RUN), "metrics.tensorboard.enabled", PLACE, "--tensorboard.enabled;0"),
    OPT("metrics.checkpoint.save_every_epoch", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "metrics",
        "any record's epochs are made again: show --export --every-epoch", MAKES | IN(CMD_SIG) | IN(CMD_BENCH), NULL, TEXT, NULL),
    OPT("metrics.checkpoint.save_optimizer_state", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "metrics",
        "any record is regenerated by `show`", MAKES | IN(CMD_SIG) | IN(CMD_BENCH), NULL, TEXT, NULL),
    { .key = "task_generation.include_modification", .type = NN_APP_BOOL, .field = F(modification),
      .def = "true", .group = "tasks", .help = "degraded model, prompt and completion",
      .commands = MAKES | READS, .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "false", .fixture = "plain" },
    OPT("task_generation.include_classification", NN_APP_BOOL, F(classification), "true", 0, 0, NULL, NULL,
        "tasks", "which patterns does the model know",
        MAKES, NULL, DATA, "false"),
    OPT("task_generation.labels", NN_APP_ENUM, F(behaviour_labels), "behaviour", 0, 0, NULL,
        "drawn|behaviour", "tasks",
        "what a classification lists: the patterns drawn for training, or those that the model accepts",
        MAKES, "distinct", DATA, "drawn"),
    OPT("task_generation.label_threshold", NN_APP_NUM, F(listed), "0.8", 0, 1, "0..1", NULL, "tasks",
        "accepted share from which a pattern is listed",
        MAKES, "distinct labels=behaviour", DATA, "0.5"),
    OPT("task_generation.partial_threshold", NN_APP_NUM, F(partial), "0.5", 0, 1, "0..1", NULL, "tasks",
        "accepted share from which it is partial: in the metadata, not scored",
        MAKES, "distinct labels=behaviour", DATA, "0.1"),
    OPT("task_generation.chat", NN_APP_BOOL, F(chat), "false", 0, 0, NULL, NULL, "tasks", "the same as messages",
        MAKES, "columns!=fields", DATA, "true"),
    OPTF("task_generation.max_prompt_tokens", NN_APP_SIZE, F(max_tokens), "0", 0, 1e9, "tokens", NULL,
        "tasks", "prompts that are longer with their completion are rejected (an estimate, or the tokenizer's); 0 = any length",
        MAKES, NULL, DATA, "2400", "@tokens"),
    { .key = "task_generation.tokenizer", .type = NN_APP_TEXT, .field = F(tokenizer), .group = "tasks",
      .help = "rank file (.tiktoken) that prompts and completions are counted by; none = an estimate",
      .commands = MAKES | READS, .from_file = READS | IN(CMD_SHOW), .effect = NN_EFFECT_DATA,
      .probe = "ranks.tiktoken" },
    { .key = "task_generation.tokenizer_rules", .type = NN_APP_ENUM, .field = F(tokenizer_rules), .def = "auto",
      .choices = "auto|cl100k|o200k", .group = "tasks",
      .help = "how it splits text; auto = o200k from 150,000 tokens on",
      .commands = MAKES | READS, .from_file = READS | IN(CMD_SHOW), .mode = "tokenizer",
      .effect = NN_EFFECT_DATA, .probe = "--tokenizer ranks.tiktoken;o200k" },
    { .key = "task_generation.test_fraction", .type = NN_APP_NUM, .field = F(test_fraction), .def = "0",
      .max = 1, .unit = "0..1", .group = "tasks",
      .help = "share of the records that goes to data/test-*, by a draw from (seed, record)",
      .flags = NN_APP_BELOW, .commands = IN(CMD_RUN) | READS,
      .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "0.9" },
    { .key = "task_generation.validation_fraction", .type = NN_APP_NUM, .field = F(validation_fraction),
      .def = "0", .max = 1, .unit = "0..1", .group = "tasks",
      .help = "share that goes to data/validation-*, by the same draw; no test record leaves for it",
      .flags = NN_APP_BELOW, .commands = IN(CMD_RUN) | READS,
      .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "0.9" },
    OPT("hub.dataset_name", NN_APP_TEXT, F(hub), NULL, 0, 0, NULL, NULL, "hub",
        "upload closed parts there with the `hf` program (token: HF_TOKEN)",
        HUB, NULL, PLACE, "me/set"),
    OPT("hub.private", NN_APP_BOOL, F(hub_private), "true", 0, 0, NULL, NULL, "hub", "create it as private",
        HUB, "dataset_name", PLACE, "--hub.dataset_name me/set;false"),
    OPT("hub.upload_only_at_end", NN_APP_BOOL, F(hub_at_end), "false", 0, 0, NULL, NULL, "hub",
        "no upload while generating",
        IN(CMD_RUN), "dataset_name", PLACE, "--hub.dataset_name me/set;true"),
    OPT("hub.run_log_cleanup", NN_APP_BOOL, F(hub_cleanup), "false", 0, 0, NULL, NULL, "hub",
        "remove upload.log when all is uploaded",
        HUB, "dataset_name", PLACE, "--hub.dataset_name me/set;true"),
    { .key = "run_log_cleanup", .type = NN_APP_BOOL, .field = F(hub_cleanup), .def = "false",
      .group = "hub", .help = "the same, as the original's configurations write it",
      .flags = NN_APP_HIDDEN, .commands = HUB | READS,
      .from_file = READS & ~HUB, .mode = "dataset_name", .effect = NN_EFFECT_PLACE,
          .probe = "--hub.dataset_name me/set;true" },
    OPT("hub.license", NN_APP_TEXT, F(license), "cc0-1.0", 0, 0, NULL, NULL, "hub", "licence that the card names",
        HUB, NULL, DATA, "mit"),
    OPT("hub.description", NN_APP_TEXT, F(description), NULL, 0, 0, NULL, NULL, "hub", "first paragraph of the card",
        HUB, NULL, DATA, "words"),
    OPT("hub.tags", NN_APP_TEXTS, F(tags), NULL, 0, 0, NULL, NULL, "hub", "further tags of the card",
        HUB, NULL, DATA, "small"),
    OPT("hub.incremental_upload", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "hub",
        "parts go out as they are closed: upload_only_at_end", DRAWS, NULL, TEXT, NULL),
    OPT("hub.upload_format", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "hub",
        "parts are JSON lines, which the Hub converts itself", DRAWS, NULL, TEXT, NULL),
    OPT("debug.save_models", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "debug",
        "the records hold the models; show --export writes them", DRAWS, NULL, TEXT, NULL),
    OPT("debug.save_activations", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "debug",
        "the records hold the signatures", DRAWS, NULL, TEXT, NULL),
    OPT("debug.save_training_logs", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "debug",
        "the records hold the losses", DRAWS, NULL, TEXT, NULL),
    OPT("debug.validate_signatures", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "debug",
        "verify makes records again", DRAWS, NULL, TEXT, NULL),
    OPT("debug.profile_memory", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "debug",
        "--dry-run says what memory a run needs", DRAWS, NULL, TEXT, NULL),
    OPT("debug.fast_mode", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "debug",
        "a small run is one with smaller numbers", DRAWS, NULL, TEXT, NULL),
    OPT("debug.single_pattern", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, "debug",
        "enabled_patterns says which patterns there are", DRAWS, NULL, TEXT, NULL),
    OPT("hub.program", NN_APP_TEXT, F(hub_program), "hf", 0, 0, NULL, NULL, "hub", "name or path of the upload program",
        HUB, "dataset_name", PLACE, "--hub.dataset_name me/set;./hub2.sh"),
    OPT("hub.retry_seconds", NN_APP_NUM, F(hub_retry), "5", 0, 3600, "seconds", NULL, "hub",
        "first pause after a failure; doubles up to 10 minutes",
        HUB, "dataset_name", SPEED, "--hub.dataset_name me/set;1"),
    { .key = "hub.max_tries", .type = NN_APP_SIZE, .field = F(hub_tries), .def = "8", .min = 1,
      .max = 1000, .unit = "tries", .group = "hub", .help = "per file at the end of the run",
      .commands = HUB | READS,
      .from_file = READS & ~HUB, .mode = "dataset_name", .effect = NN_EFFECT_PLACE, .probe = "2", .fixture = "full" },
    OPT("hub.token", NN_APP_REFUSED, 0, NULL, 0, 0, NULL, NULL, "hub",
        "set HF_TOKEN in the environment: a token does not belong in a file",
        MAKES | IN(CMD_SIG) | IN(CMD_BENCH), NULL, TEXT, NULL),
    { .key = "compat", .type = NN_APP_BOOL, .field = F(compat), .def = "false", .group = "pipeline",
      .help = "the original program's pools, labels, input and settings: preset original",
      .commands = DRAWS | READS,
      .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "true", .fixture = "plain" },
    { .key = "preset", .type = NN_APP_ENUM, .field = F(preset), .def = "default",
      .choices = "default|v0.1|original|compact|tiny", .group = "pipeline",
      .help = "settings of every key that is not given: today's, those of version 0.1, the "
              "original program's; compact and tiny: records that fit a small context",
      .commands = MAKES | READS,
      .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "v0.1", .fixture = "plain" },
    { .key = "preset", .type = NN_APP_ENUM, .field = F(preset), .def = "default",
      .choices = "default|v0.1|original|compact|tiny", .group = "pipeline",
      .help = "settings of every key that is not given: today's, those of version 0.1, the "
              "original program's; compact and tiny: records that fit a small context",
      .commands = IN(CMD_SIG) | IN(CMD_BENCH),
      .effect = NN_EFFECT_DATA, .probe = "original" },
    { .key = "shard", .type = NN_APP_TEXT, .field = F(shard), .value = "I/N", .group = "this command",
      .help = "make only part I (from 0) of N, into OUT/shard-I-of-N; else read from the engine "
              "(Slurm, MPI, Kubernetes)",
      .flags = NN_APP_FLAG, .commands = IN(CMD_RUN),
      .effect = NN_EFFECT_PLACE, .probe = "0/1" },
    { .key = "filename", .type = NN_APP_TEXT, .field = F(filename), .def = "signature_dataset.json",
      .value = "FILE", .group = "this command", .help = "file to write", .flags = NN_APP_FLAG,
      .commands = IN(CMD_SIG),
      .effect = NN_EFFECT_PLACE, .probe = "other.json" },
    { .key = "filename", .type = NN_APP_TEXT, .field = F(filename), .def = "benchmark_dataset.json",
      .value = "FILE", .group = "this command", .help = "file to write", .flags = NN_APP_FLAG,
      .commands = IN(CMD_BENCH),
      .effect = NN_EFFECT_PLACE, .probe = "other.json" },
    { .key = "size", .type = NN_APP_SIZE, .field = F(size), .def = "200", .min = 1, .max = 1e6,
      .unit = "sequences", .group = "this command", .help = "of the probe set", .flags = NN_APP_FLAG,
      .commands = IN(CMD_SIG),
      .effect = NN_EFFECT_DATA, .probe = "30" },
    { .key = "samples-per-pattern", .type = NN_APP_SIZE, .field = F(per_pattern), .def = "35", .min = 1,
      .max = 1e6, .unit = "sequences", .group = "this command", .help = "per pattern",
      .flags = NN_APP_FLAG, .commands = IN(CMD_BENCH),
      .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "sample", .type = NN_APP_SIZE, .field = F(sample), .def = "20", .min = 1, .max = 1e9,
      .unit = "records", .group = "this command", .help = "records to regenerate", .flags = NN_APP_FLAG,
      .commands = IN(CMD_VERIFY), .mode = "!all",
      .effect = NN_EFFECT_DATA, .probe = "2" },
    { .key = "completions", .type = NN_APP_TEXT, .field = F(completions), .value = "FILE",
      .group = "this command", .help = "JSON lines: example_id, task, completion",
      .flags = NN_APP_FLAG | NN_APP_REQUIRED, .commands = IN(CMD_SCORE),
      .effect = NN_EFFECT_DATA, .probe = "answers2.jsonl" },
    { .key = "export", .type = NN_APP_TEXT, .field = F(export_file), .value = "FILE.pth",
      .group = "this command",
      .help = "the models as a state dict: initial.*, degraded.*, improved.*, control.*",
      .flags = NN_APP_FLAG, .commands = IN(CMD_SHOW),
      .effect = NN_EFFECT_PLACE, .probe = "models.pth" },
    { .key = "export-rows", .type = NN_APP_TEXT, .field = F(rows_file), .value = "FILE.csv",
      .group = "this command",
      .help = "the rows that its models learned from: sequence, part, label, label in stage 1",
      .flags = NN_APP_FLAG, .commands = IN(CMD_SHOW),
      .effect = NN_EFFECT_PLACE, .probe = "rows.csv" },
    { .key = "task_generation.columns", .type = NN_APP_ENUM, .field = F(columns), .def = "prompts",
      .choices = "prompts|fields|all", .group = "tasks",
      .help = "of a row: prompts and completions, or weights without prompts, or all of it and the "
              "*_text of both joined",
      .commands = MAKES | READS, .from_file = READS, .effect = NN_EFFECT_DATA, .probe = "fields" },
    { .key = "all", .type = NN_APP_BOOL, .field = F(every), .def = "false", .group = "this command",
      .help = "regenerate every record", .flags = NN_APP_FLAG, .commands = IN(CMD_VERIFY),
      .effect = NN_EFFECT_DATA, .probe = "true" },
    { .key = "every-epoch", .type = NN_APP_BOOL, .field = F(every_epoch), .def = "false",
      .group = "this command",
      .help = "weights after each epoch in the export, as they were trained: stage1.epoch001.*, ...",
      .flags = NN_APP_FLAG, .commands = IN(CMD_SHOW), .effect = NN_EFFECT_DATA,
      .probe = "--export models.pth;true" },
    { .key = "card", .type = NN_APP_BOOL, .field = F(card), .def = "false", .group = "this command",
      .help = "put the figures at the end of DIR's README.md, in place of those of before",
      .flags = NN_APP_FLAG, .commands = IN(CMD_BASELINE), .effect = NN_EFFECT_DATA, .probe = "true" }
};
#undef OPT
#undef METHOD
static nn_status prepare(nn_app *app, void *opts_, nn_error *err);
/* one file; a report on a set; a record or a score beside a file */
#define FILE_USES                                                                              \
    (NN_APP_USES | NN_APP_USES_SEED | NN_APP_USES_OVERWRITE | NN_APP_USES_DRY_RUN | NN_APP_USES_JSON)
#define LOOK_USES (NN_APP_USES | NN_APP_USES_JSON)
#define SHOW_USES (NN_APP_USES | NN_APP_USES_SEED | NN_APP_USES_OVERWRITE | NN_APP_USES_DRY_RUN)
#define MERGE_USES                                                                             \
    (NN_APP_USES | NN_APP_USES_OUT | NN_APP_USES_RESUME | NN_APP_USES_OVERWRITE |             \
     NN_APP_USES_DRY_RUN | NN_APP_USES_JSON)
#define SCORE_USES (NN_APP_USES | NN_APP_USES_OVERWRITE | NN_APP_USES_DRY_RUN | NN_APP_USES_JSON)
static const nn_app_command commands[] = {
    { .name = "create-sig-dataset", .help = "make the probe set that signatures are taken on", .uses = FILE_USES },
    { .name = "run-data-gen", .help = "make the data set", .out = "generated_datasets" },
    { .name = "create-benchmark-dataset", .help = "labelled sequences to judge models by", .uses = FILE_USES },
    { .name = "show", .args = "K", .min_args = 1, .max_args = 1, .help = "record K, regenerated alone",
      .uses = SHOW_USES },
    { .name = "stats", .args = "DIR", .min_args = 1, .max_args = 1,
      .help = "counts, acceptance, accuracies, sizes of a data set", .uses = NN_APP_USES },
    { .name = "verify", .args = "DIR", .min_args = 1, .max_args = 1,
      .help = "regenerate records and compare their bytes", .uses = LOOK_USES },
    { .name = "merge", .args = "DIR...", .min_args = 1, .max_args = 100000,
      .help = "join shards into one data set", .out = "generated_datasets", .uses = MERGE_USES,
      .under = "config.yaml" },
    { .name = "score", .args = "DIR", .min_args = 1, .max_args = 1,
      .help = "read completions back and score them", .uses = SCORE_USES },
    { .name = "baseline", .args = "DIR", .min_args = 1, .max_args = 1,
      .help = "what plain classifiers and plain edits score, the bar for a reader", .uses = LOOK_USES }
};
static const nn_app_program program = {
    .name = "interpreter_data",
    .about = "Data sets for models that read models: subject models, activation signatures, prompts and "
    "completions.",
    .notes = "Examples:\n"
    "  interpreter_data create-sig-dataset --config-path examples/configs/interpreter_data.yaml "
    "--filename signature_dataset.json --size 200\n"
    "  interpreter_data run-data-gen --length 1000 --threads 2 --out generated_datasets\n"
    "  interpreter_data run-data-gen --length 1000 --out generated_datasets --resume\n"
    "  interpreter_data show 17 --config-path generated_datasets/config.yaml\n",
    .commands = commands,
    .n_commands = sizeof commands / sizeof *commands,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .prepare = prepare,
    .wide_files = 1                                  /* the original's configurations list every key */
};

/* ==== [CONTEXT] what all records share =================================== */
typedef struct context {
    nn_app *app;
    opts   *o;
    nn_pattern_space space;
    /* as configured: patterns are drawn from these            */
    nn_pattern enabled[NN_PATTERN_COUNT]; size_t n_enabled;
    /* without twins of a set: what the classification prompt lists */
    nn_pattern offered[NN_PATTERN_COUNT]; size_t n_offered;
    /* balanced_targets: those of the offered that can be a target; patterns per record */
    nn_pattern targets[NN_PATTERN_COUNT]; size_t n_targets, pmin, pmax;
    /* compat                                                  */
    nn_pattern_pools pools;
    nn_act acts[8]; size_t n_acts;
    /* the probe set */
    size_t n_probe;
    /* [n_probe, length]: one-hot models gather, index models read numbers */
    int32_t *probe_tokens; float *probe_x;
    /* pattern of each probe, by alphabet                       */
    int32_t *probe_group; size_t n_groups;
    /* the file, copied into the data set                       */
    const char *probe_json; size_t probe_json_len;
    nn_signature_desc sig;
    nn_record_format format;
    nn_gate_desc gates;
    /* narrow: weights change when they are captured            */
    nn_mlp_quant quant; int narrow;
    /* what behaviour is measured on, and the thresholds        */
    nn_behaviour_probe behaviour; nn_behaviour_desc behaviour_desc;
    /* counts tokens; n 0 = they are estimated                  */
    app_tokens tokens;
    int threads;
    /* show --every-epoch: the weights after each epoch of the attempt, else NULL */
    nn_dict *epochs;
} context;

/* rows in the form the model takes */
typedef struct fit_set { int32_t *tokens; float *x; float *y; size_t n; } fit_set;

static nn_mlp_input input_of(const context *c, const int32_t *tokens, const float *x)
{
    return c->o->input ? nn_mlp_dense(x, 0) : nn_mlp_tokens(tokens, c->o->length, c->o->vocab);
}
/* Probes: size sequences over the patterns that exist, the remainder to the first ones (compat:
 * none, 195 of 200). */
static nn_status probe_make(const context *c, size_t size, nn_buf *json, nn_error *err)
{
    nn_json_writer w = NN_ZERO;
    size_t p, i, have = 0, n[NN_PATTERN_COUNT];
    char text[NN_PATTERN_LENGTH_MAX + 1];
    uint8_t seq[NN_PATTERN_LENGTH_MAX];
    nn_pattern_use u;
    u.token = -1;
    for (p = 0; p < NN_PATTERN_COUNT; p++) {
        nn_count size_p;
        u.id = (nn_pattern)p;
        size_p = nn_pattern_size(&c->space, u);
        n[p] = c->o->compat ? c->pools.count[p] > 0 : size_p.hi || size_p.lo;
        have += n[p];
    }
    for (p = i = 0; p < NN_PATTERN_COUNT; p++)
        if (n[p]) {
            n[p] = size / have + (!c->o->compat && i < size % have);
            i++;
        }
    for (size = p = 0; p < NN_PATTERN_COUNT; p++) size += n[p];
    w.buf = json;
    w.spaced = 1;
    nn_json_begin_object(&w);
    nn_json_key(&w, "vocab_size");
    nn_json_u64(&w, c->o->vocab);
    nn_json_key(&w, "sequence_length");
    nn_json_u64(&w, c->o->length);
    nn_json_key(&w, "random_seed");
    nn_json_u64(&w, c->o->seed);
    nn_json_key(&w, "size");
    nn_json_u64(&w, size);
    nn_json_key(&w, "examples");
    nn_json_begin_array(&w);
    for (p = 0; p < NN_PATTERN_COUNT; p++) {
        nn_rng rng = nn_rng_make(c->o->seed, NN_STREAM_PROBE, p);
        u.id = (nn_pattern)p;
        for (i = 0; i < n[p]; i++) {
            if (c->o->compat)
                memcpy(seq,
                       c->pools.seqs +
                           (c->pools.first[p] + (size_t)nn_rng_below(&rng, c->pools.count[p])) *
                               c->o->length,
                       c->o->length);
            else nn_pattern_draw(&c->space, u, &rng, seq);
            nn_json_begin_object(&w);
            nn_json_key(&w, "sequence");
            nn_json_string(&w, nn_pattern_seq_text(&c->space, seq, text));
            nn_json_key(&w, "pattern");
            nn_json_string(&w, nn_pattern_name(u.id));
            nn_json_end(&w);
        }
    }
    nn_json_end(&w);
    nn_json_end(&w);
    if (nn_json_finish(&w, err) != NN_OK) return err ? err->status : NN_E_NOMEM;
    return nn_buf_text(json, "\n", err);
}
/* The file's sequences, as a string of letters or a list of letters; {"examples": [...]} or the
 * bare list. */
static nn_status probe_parse(context *c, const char *name, const char *text, size_t n, nn_error *err)
{
    nn_arena arena = NN_ZERO;
    nn_json *root = NULL;
    const nn_json *v, *list;
    const char *names[NN_PATTERN_COUNT + 1];
    size_t i = 0, j, k, L = c->o->length;
    nn_status s = nn_json_parse(&root, &arena, text, n, name, NULL, err);
    if (s != NN_OK) { nn_arena_free(&arena); return s; }
    list = root->type == NN_JSON_ARRAY ? root : nn_json_get(root, "examples");
    if (root->type == NN_JSON_OBJECT &&
        (nn_json_int(nn_json_get(root, "vocab_size"), (int64_t)c->o->vocab) !=
             (int64_t)c->o->vocab ||
         nn_json_int(nn_json_get(root, "sequence_length"), (int64_t)L) != (int64_t)L))
        s = nn_error_set(err, NN_E_FORMAT,
                     "%s: vocab_size and sequence_length, expected %zu and %zu as in the config, "
                     "got %lld and %lld",
                     name, c->o->vocab, L,
                     (long long)nn_json_int(nn_json_get(root, "vocab_size"), -1),
                     (long long)nn_json_int(nn_json_get(root, "sequence_length"), -1));
    else if (!list || list->type != NN_JSON_ARRAY || !list->n)
        s = nn_error_set(err, NN_E_FORMAT, "%s: expected a list of examples", name);
    if (s != NN_OK) { nn_arena_free(&arena); return s; }
    c->n_probe = list->n;
    c->probe_tokens = (int32_t *)nn_arena_get(&c->app->arena, list->n * L * sizeof(int32_t));
    c->probe_x      = (float *)nn_arena_get(&c->app->arena, list->n * L * sizeof(float));
    c->probe_group  = (int32_t *)nn_arena_get(&c->app->arena, list->n * sizeof(int32_t));
    if (!c->probe_tokens || !c->probe_x || !c->probe_group) {
        nn_arena_free(&arena);
        return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", name);
    }
    for (k = 0; k <= NN_PATTERN_COUNT; k++) names[k] = NULL;
    for (v = list->v.first; v && s == NN_OK; v = v->next, i++) {
        const nn_json *q = v->type == NN_JSON_OBJECT ? nn_json_get(v, "sequence") : v;
        const char *pattern = v->type == NN_JSON_OBJECT ? nn_json_str(nn_json_get(v, "pattern"), "") : "";
        char letters[NN_PATTERN_LENGTH_MAX + 2] = "";
        uint8_t seq[NN_PATTERN_LENGTH_MAX];
        if (q && q->type == NN_JSON_STRING && q->n == L) memcpy(letters, q->v.s, L + 1);
        else if (q && q->type == NN_JSON_ARRAY && q->n == L)
            for (j = 0; j < L; j++) {
                const char *one = nn_json_str(nn_json_at(q, j), "");
                letters[j] = one[0] && !one[1] ? one[0] : '?';
                letters[j + 1] = 0;
            }
        if (!nn_pattern_seq_parse(&c->space, letters, seq)) {
            s = nn_error_at(err, NN_E_FORMAT, 0, v->line, v->col,
                            "%s:%u:%u: expected a sequence of %zu letters from A to %c", name,
                            v->line, v->col, L, (int)('A' + (int)c->o->vocab - 1));
            break;
        }
        for (j = 0; j < L; j++) {
            c->probe_tokens[i * L + j] = seq[j];
            c->probe_x[i * L + j] = (float)seq[j];
        }
        k = (size_t)(nn_pattern_parse(pattern) >= 0 ? nn_pattern_parse(pattern) : NN_PATTERN_COUNT);
        /* no pattern: after all names */
        names[k] = k < NN_PATTERN_COUNT ? nn_pattern_name((nn_pattern)k) : "~";
        c->probe_group[i] = (int32_t)k;
    }
    /* groups in alphabetical order of their patterns' names */
    if (s == NN_OK) {
        int32_t rank[NN_PATTERN_COUNT + 1];
        c->n_groups = 0;
        for (k = 0; k <= NN_PATTERN_COUNT; k++) {
            if (!names[k]) continue;
            for (rank[k] = 0, j = 0; j <= NN_PATTERN_COUNT; j++)
                rank[k] += names[j] && strcmp(names[j], names[k]) < 0;
            c->n_groups++;
        }
        for (i = 0; i < c->n_probe; i++) c->probe_group[i] = rank[c->probe_group[i]];
    }
    nn_arena_free(&arena);
    return s;
}
/* Every number of patterns gets the rows that were asked for, negatives among them. */
static nn_status rows_check(const opts *o, size_t most, nn_error *err)
{
    size_t k, each, negatives;
    if (o->total > o->max_total)
        return nn_error_set(err, NN_E_ARG,
                            "dataset.patterns: target_total_examples %zu is above "
                            "max_total_examples %zu",
                            o->total, o->max_total);
    for (k = o->pmin; k <= o->pmax && k <= most; k++) {
        nn_pattern_sizes(&each, &negatives, k, o->each_min, o->negative_ratio, o->total,
                         o->max_total);
        if (!negatives || k * each + negatives > o->max_total)
            return nn_error_set(err, NN_E_ARG,
                                "dataset.patterns: %zu patterns of %zu rows and %zu negatives "
                                "(target_total_examples %zu, negative_ratio %g, "
                                "samples_per_pattern.min %zu, max_total_examples %zu): expected "
                                "negatives, and no more rows than the maximum",
                                k, each, negatives, o->total, o->negative_ratio, o->each_min,
                                o->max_total);
    }
    return NN_OK;
}
static int preset_is_old(const opts *o) { return o->preset == 1 || o->preset == 2; }
static double weight_unit(const opts *o)
{
    static const double unit[] = { 1, 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001 };
    return unit[o->decimals];
}
/* A target that is repaired as far as can be: all of its held-out sequences were refused, and are
 * accepted now. 1 = the gates would let that pass, and there are rows to corrupt. */
static int target_possible(const context *c, nn_pattern id)
{
    const opts *o = c->o;
    nn_gate_pattern g = NN_ZERO;
    nn_pattern_use u;
    nn_count size;
    size_t each, negatives, train;
    u.id = id;
    u.token = -1;
    size = nn_pattern_size(&c->space, u);
    nn_pattern_sizes(&each, &negatives, c->pmax, o->each_min, o->negative_ratio, o->total, o->max_total);
    train = each - (size_t)(o->val_split * (double)each + 1e-9);
    if (o->corruption > 0 && o->corruption * (double)train < 1) return 0;
    g.before = 0.5;
    g.after = g.control = 1;
    g.positives = size.hi == 0 && size.lo < 100 ? (size_t)size.lo : o->test_size;
    g.std_error = nn_paired_std_error_adjusted(g.positives, g.positives, 0) / 2;
    g.control_std_error = g.std_error;
    return nn_gates_apply(&c->gates, &g, 1, 0).verdict == NN_GATE_PASSED;
}
/* Which patterns are drawn as targets; those that can be none are named before the run. */
static nn_status targets_make(context *c, nn_error *err)
{
    const opts *o = c->o;
    size_t i;
    c->pmin = o->pmin;
    c->pmax = o->pmax < c->n_offered ? o->pmax : c->n_offered;
    for (i = 0; i < c->n_offered && o->balanced; i++) {
        if (!o->modification || target_possible(c, c->offered[i])) {
            c->targets[c->n_targets++] = c->offered[i];
            continue;
        }
        nn_app_warn(c->app, "%s can be no target: repaired wholly (accuracy 0.5 to 1) it would not pass these "
                            "gates, or it has no row to corrupt", nn_pattern_name(c->offered[i]));
    }
    if (o->balanced && !c->n_targets)
        return nn_error_set(err, NN_E_ARG,
                            "validation: no pattern can be a target; --no-balanced_targets tries all the same");
    return NN_OK;
}
static nn_status tokens_read(context *c, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_status s = nn_file_read(&b, c->o->tokenizer, NULL, err);
    if (s == NN_OK)
        s = app_tokens_make(&c->tokens, c->o->tokenizer, (const char *)b.data, b.len, c->o->tokenizer_rules, err);
    nn_buf_free(&b);
    return s;
}
/* Everything from the options: spaces, patterns, how records are made, the probe set. want_records 0:
 * spaces and patterns alone. */
static nn_status context_make(context *c, nn_app *app, opts *o, int want_records, nn_error *err)
{
    nn_pattern_use uses[NN_PATTERN_COUNT];
    nn_rng rng = nn_rng_make(1, NN_STREAM_USER, 0);
    size_t i, j, k;
    nn_status s;
    memset(c, 0, sizeof *c);
    c->app = app;
    c->o = o;
    if ((s = nn_pattern_space_make(&c->space, o->vocab, o->length, err)) != NN_OK) return s;
    if (o->compat && (s = nn_pattern_pools_make(&c->pools, &c->space, NULL, err)) != NN_OK) return s;
    if (o->enabled.n > NN_PATTERN_COUNT)
        return nn_error_set(err, NN_E_ARG,
                        "dataset.patterns.enabled_patterns: expected at most %d names, got %zu",
                        (int)NN_PATTERN_COUNT, o->enabled.n);
    for (i = 0; i < (o->enabled.n ? o->enabled.n : NN_PATTERN_COUNT); i++) {
        nn_pattern_use u;
        nn_count size;
        u.id = o->enabled.n ? (nn_pattern)nn_pattern_parse(o->enabled.v[i]) : (nn_pattern)i;
        u.token = -1;
        size = nn_pattern_size(&c->space, u);
        if (!o->enabled.n && !size.hi && !size.lo) continue;               /* "all" means all that exist */
        /* in short odd sequences every alternating one is a palindrome, and the original gives a
         * sequence to one pool only */
        if (o->compat && (size.hi || size.lo) && !c->pools.count[u.id]) {
            if (o->enabled.n)
                nn_app_warn(app, "%s has no sequences of its own among the original's pools, left out",
                            nn_pattern_name(u.id));
            continue;
        }
        c->enabled[c->n_enabled++] = u.id;
    }
    /* in the fixed order, each set once */
    for (i = 0; i < c->n_enabled; i++) {
        for (j = 0; j < c->n_offered && (o->compat ? c->offered[j] != c->enabled[i] :
                                                     nn_pattern_set_of(c->offered[j]) !=
                                                         nn_pattern_set_of(c->enabled[i]));
             j++) {
        }
        if (j < c->n_offered) continue;
        for (k = c->n_offered++; k > 0 && c->offered[k - 1] > c->enabled[i]; k--)
            c->offered[k] = c->offered[k - 1];
        c->offered[k] = c->enabled[i];
    }
    if (!want_records) return NN_OK;
    k = o->compat ? c->n_enabled : c->n_offered;
    if (o->pmin > k)
        return nn_error_set(err, NN_E_ARG,
                        "dataset.patterns.min_patterns_per_batch: expected at most %zu, the "
                        "different patterns enabled, got %zu",
                        k, o->pmin);
    if (o->pmin > o->pmax)
        return nn_error_set(
            err, NN_E_ARG,
            "dataset.patterns: min_patterns_per_batch %zu is above max_patterns_per_batch %zu",
            o->pmin, o->pmax);
    if ((s = rows_check(o, k, err)) != NN_OK) return s;
    if (o->placebo == 2 && o->modification && o->pmin < 2)
        return nn_error_set(err, NN_E_ARG,
                            "staged_training.placebo: 'other' corrupts a pattern beside the target, expected "
                            "min_patterns_per_batch of at least 2, got %zu", o->pmin);
    if (o->test_fraction + o->validation_fraction >= 1)
        return nn_error_set(err, NN_E_ARG,
                            "task_generation: test_fraction %g and validation_fraction %g leave nothing "
                            "to train on",
                            o->test_fraction, o->validation_fraction);
    if ((s = nn_pattern_choose(uses, &i, &c->space, c->enabled, c->n_enabled, o->pmin, o->pmax,
                               o->compat, &rng, err)) != NN_OK)
        return s;
    for (i = 0; i < o->acts.n && i < 8; i++) c->acts[c->n_acts++] = nn_act_parse(o->acts.v[i]);
    if (!c->n_acts) return nn_error_set(err, NN_E_ARG, "model.activation_types: expected at least one");
    if (!o->modification && !o->classification)
        return nn_error_set(err, NN_E_ARG,
                        "task_generation: expected include_modification or include_classification, "
                        "both are off");
    for (i = 0; i < NN_SIG_METHODS; i++) if (o->on[i]) c->sig.methods |= 1u << i;
    if (!c->sig.methods)
        return nn_error_set(
            err, NN_E_ARG,
            "signature.neuron_profile_methods: expected at least one method, all are off");
    c->sig.pca_components = o->pca;
    c->sig.svd_components = o->svd;
    c->sig.fourier_frequencies = o->fourier;
    c->sig.entropy_bins = o->bins;
    c->sig.clusters = o->clusters;
    c->sig.post_activation = o->post_activation;
    c->format.style = o->style ? NN_PROMPT_INTERWOVEN : NN_PROMPT_SEPARATE;
    c->format.vocab = o->vocab;
    c->format.length = o->length;
    c->format.index_input = o->input;
    c->format.available = c->offered;
    c->format.n_available = c->n_offered;
    c->format.any_token = o->compat;
    c->format.chat = o->chat;
    c->format.modification = o->modification;
    c->format.classification = o->classification;
    c->format.short_names = preset_is_old(o);
    c->format.signature = (nn_signature_form)o->form;
    c->format.columns = o->columns == 0 ? NN_COLUMNS_PROMPTS :
                        o->columns == 1 ? NN_COLUMNS_FIELDS :
                                          NN_COLUMNS_ALL;
    if (o->integers) {
        if (!o->decimals)
            return nn_error_set(err, NN_E_ARG,
                                "model.weight_integers: expected model.weight_decimals of at least 1, got 0");
        c->format.weight_unit = weight_unit(o);
    }
    c->gates = nn_gate_desc_default();
    c->gates.min_pattern_improvement = o->min_pattern;
    c->gates.min_degradation_threshold = o->min_degradation;
    c->gates.pattern_specific = o->specific;
    c->gates.max_other_degradation = o->max_other;
    c->gates.control = o->control && o->distinct;
    c->gates.max_control_damage = o->max_control_damage;
    c->gates.max_other_gain = o->max_other_gain;
    c->behaviour_desc.listed = o->listed;
    c->behaviour_desc.partial = o->partial;
    c->behaviour_desc.index_input = o->input;
    /* none int8 int4 ternary binary: the enum's order */
    c->quant.how.kind = (nn_quant_kind)o->quantization;
    c->quant.how.per_channel = o->per_channel;
    c->quant.how.drop_scale = !o->keep_scale;
    c->quant.how.mean_rule = o->mean_rule;
    c->quant.precision = o->precision == 1 ? NN_F16 : o->precision == 2 ? NN_BF16 : NN_DTYPE_NONE;
    c->narrow = o->quantization || o->precision;
    c->threads = nn_app_given(app, "threads") ? app->n_threads : nn_thread_count((int)o->max_threads);
    if (o->tokenizer && (app->command == CMD_RUN || app->command == CMD_MERGE || o->max_tokens) && (s = tokens_read(c, err)) != NN_OK) return s;
    if ((s = targets_make(c, err)) != NN_OK) return s;
    if (o->behaviour_labels &&
        (s = nn_behaviour_probe_make(&c->behaviour, &c->space, o->seed, 0, 0, NULL, err)) != NN_OK)
        return s;
    {
        nn_buf json = NN_ZERO;
        char *copy;
        const char *name = o->sig_path ? o->sig_path : "signature_dataset.json";
        s = o->sig_path ? nn_file_read(&json, o->sig_path, NULL, err) : probe_make(c, 200, &json, err);
        if (s == NN_OK) s = probe_parse(c, name, (const char *)json.data, json.len, err);
        if (s == NN_OK) {
            copy = (char *)nn_arena_get(&app->arena, json.len + 1);
            if (!copy) s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory", name);
            else {
                memcpy(copy, json.data, json.len + 1);
                c->probe_json = copy;
                c->probe_json_len = json.len;
            }
        }
        nn_buf_free(&json);
        c->sig.group = c->probe_group;
        c->sig.n_groups = c->n_groups;
    }
    return s;
}

/* ==== [SUBJECT] one attempt at one record ================================ */
/* Everything random of attempt a at record k comes from this one number. */
static uint64_t attempt_seed(const context *c, uint64_t k, uint64_t a)
{
    nn_rng r = nn_rng_make(c->o->seed, NN_STREAM_SUBJECT, k << 16 | a);
    uint64_t s = nn_rng_u64(&r);
    return s ? s : 1;
}
/* A cell: the target and the number of patterns, which a record draws first. */
typedef struct draw { unsigned char target, n; } draw;
enum { CELLS = NN_PATTERN_COUNT * NN_PATTERN_COUNT };
static size_t cells_of(const context *c)
{
    const size_t all = c->n_targets * (c->pmax - c->pmin + 1);
    /* attempts of a record are numbered in 16 bits */
    const size_t most = 65536 / c->o->max_attempts;
    size_t n = c->o->max_cells && c->o->max_cells < all ? c->o->max_cells : all;
    if (!c->o->balanced) return 1;
    return n < most ? n : most;
}
/* The j-th cell of record k, by stream (k, j), of those that its draws before did not take. */
static draw cell_of(const context *c, uint64_t k, size_t j)
{
    const size_t counts = c->pmax - c->pmin + 1;
    unsigned char order[CELLS];
    size_t i, at = 0, left = c->n_targets * counts;
    draw x;
    for (i = 0; i < left; i++) order[i] = (unsigned char)i;
    for (i = 0; i <= j; i++) {
        nn_rng r = nn_rng_make(c->o->seed, NN_STREAM_USER, (uint64_t)1 << 63 | k << 8 | i);
        const size_t pick = (size_t)nn_rng_below(&r, left);
        at = order[pick];
        memmove(order + pick, order + pick + 1, --left - pick);
    }
    x.target = (unsigned char)c->targets[at / counts];
    x.n = (unsigned char)(c->pmin + at % counts);
    return x;
}
typedef struct plan {
    uint64_t seed;
    nn_pattern_use uses[NN_PATTERN_COUNT];
    size_t n, target, layers, neurons;
    nn_act act;
    double lr;
    nn_pattern_parts parts;
} plan;
/* The cell's patterns: its target, and others by chance beside it, in order of id. */
static nn_status plan_cell(const context *c, plan *p, draw x, nn_rng *rng, nn_error *err)
{
    const int any = c->o->compat;
    nn_pattern others[NN_PATTERN_COUNT];
    nn_pattern_use u;
    size_t i, n = 0;
    nn_status s = NN_OK;
    u.id = (nn_pattern)x.target;
    u.token = !any && nn_pattern_has_token(u.id) ? (int)nn_rng_below(rng, c->space.vocab) : -1;
    for (i = 0; i < c->n_enabled; i++)
        if (any ? c->enabled[i] != u.id : nn_pattern_set_of(c->enabled[i]) != nn_pattern_set_of(u.id))
            others[n++] = c->enabled[i];
    p->n = 0;
    if (x.n > 1)
        s = nn_pattern_choose(p->uses, &p->n, &c->space, others, n, (size_t)x.n - 1, (size_t)x.n - 1, any, rng,
                              err);
    for (i = p->n++; i > 0 && p->uses[i - 1].id > u.id; i--) p->uses[i] = p->uses[i - 1];
    p->uses[i] = u;
    p->target = i;
    return s;
}
static nn_status plan_make(const context *c, plan *p, uint64_t k, uint64_t a, nn_error *err)
{
    const opts *o = c->o;
    nn_rng rng;
    nn_status s;
    double u;
    p->seed = attempt_seed(c, k, a);
    rng = nn_rng_make(p->seed, NN_STREAM_SUBJECT, 0);
    if (o->balanced) s = plan_cell(c, p, cell_of(c, k, (size_t)(a / o->max_attempts)), &rng, err);
    else
        s = nn_pattern_choose(p->uses, &p->n, &c->space, c->enabled, c->n_enabled, o->pmin, o->pmax,
                              o->compat, &rng, err);
    if (s != NN_OK) return s;
    if (!o->balanced) p->target = (size_t)nn_rng_below(&rng, p->n);
    p->layers = (size_t)o->layers.min +
                (size_t)nn_rng_below(&rng, (uint64_t)(o->layers.max - o->layers.min + 1));
    p->neurons = (size_t)o->neurons.min +
                 (size_t)nn_rng_below(&rng, (uint64_t)(o->neurons.max - o->neurons.min + 1));
    p->act     = c->acts[nn_rng_below(&rng, c->n_acts)];
    u = nn_rng_f64(&rng);
    p->lr = o->lr_scale ? o->lr.min * nn_exp(u * nn_log(o->lr.max / o->lr.min)) :
                          o->lr.min + u * (o->lr.max - o->lr.min);
    if (o->distinct) nn_pattern_parts_three(&p->parts, &c->space, p->seed, o->val_split);
    else if (!o->compat) nn_pattern_parts_make(&p->parts, &c->space, p->seed);
    return NN_OK;
}
static nn_status plan_model(const context *c, const plan *p, nn_mlp **m, nn_error *err)
{
    size_t width[64], i;
    nn_mlp_desc d = NN_ZERO;
    for (i = 0; i < p->layers; i++) width[i] = p->neurons;
    d.n_in = c->o->input ? c->o->length : c->o->length * c->o->vocab;
    d.n_out = 1;
    d.hidden = width;
    d.n_hidden = p->layers;
    d.act = p->act;
    d.dropout = c->o->dropout;
    d.names = NN_NAMES_NETWORK;
    d.init = NN_INIT_PHILOX;
    d.seed = p->seed;
    return nn_mlp_create(m, &d, err);
}
/* Sequences as the model takes them. */
static nn_status rows_of(const context *c, fit_set *f, const uint8_t *seqs, const float *label,
                         const size_t *pick, size_t n, nn_arena *a, nn_error *err)
{
    const size_t L = c->o->length;
    size_t i, j;
    f->n = n;
    f->tokens = c->o->input ? NULL : (int32_t *)nn_arena_get(a, n * L * sizeof(int32_t));
    f->x = c->o->input ? (float *)nn_arena_get(a, n * L * sizeof(float)) : NULL;
    f->y = (float *)nn_arena_get(a, n * sizeof(float));
    if ((!f->tokens && !f->x) || !f->y)
        return nn_error_set(err, NN_E_NOMEM, "out of memory for %zu sequences", n);
    for (i = 0; i < n; i++) {
        const size_t r = pick ? pick[i] : i;
        for (j = 0; j < L; j++) {
            if (f->tokens) f->tokens[i * L + j] = seqs[r * L + j];
            else f->x[i * L + j] = (float)seqs[r * L + j];
        }
        f->y[i] = label[r];
    }
    return NN_OK;
}
static nn_train_set train_set_of(const context *c, const fit_set *f)
{
    nn_train_set t = NN_ZERO;
    t.x = f->x;
    t.tokens = f->tokens;
    t.length = c->o->length;
    t.vocab = c->o->vocab;
    t.targets = f->y;
    t.n = f->n;
    return t;
}
/* Held-out rows of one pattern: test_set_size of it, as many negatives. Compat has no parts: its
 * rows come from the pools again. */
static nn_status held_out_rows(const context *c, const plan *p, size_t pattern, fit_set *f,
                               nn_arena *a, nn_error *err)
{
    /* held-out rows with repeats: what version 0.1 judged by */
    nn_pattern_set set = NN_ZERO;
    nn_pattern_set_desc d = NN_ZERO;
    nn_status s;
    d.space = &c->space;
    d.patterns = p->uses;
    d.n_patterns = p->n;
    d.each = d.negatives = c->o->test_size;
    d.only = pattern + 1;
    d.index = pattern + 1;
    d.seed = p->seed;
    if (c->o->compat) { d.pools = &c->pools; d.loose_negatives = 1; }
    else { d.parts = &p->parts; d.held_out = 1; }
    s = nn_pattern_set_make(&set, &d, err);
    if (s == NN_OK)
        s = rows_of(c, f, (const uint8_t *)set.tokens.data, nn_f32(&set.label), NULL,
                    set.label.shape[0], a, err);
    nn_pattern_set_free(&set);
    return s;
}
/* right[i] = the model classifies row i as its label says; returns how many through *n_right. */
static nn_status judge(const context *c, const nn_mlp *m, const fit_set *f, uint8_t *right,
                       size_t *n_right, nn_arena *a, nn_error *err)
{
    float *z = (float *)nn_arena_get(a, f->n * sizeof *z);
    size_t i;
    nn_status s;
    if (!z) return nn_error_set(err, NN_E_NOMEM, "out of memory for %zu predictions", f->n);
    s = nn_mlp_predict(m, z, input_of(c, f->tokens, f->x), f->n, 1, err);
    *n_right = 0;
    for (i = 0; s == NN_OK && i < f->n; i++) {
        right[i] = (z[i] > 0.0f) == (f->y[i] > 0.5f);
        *n_right += right[i];
    }
    return s;
}

enum {
    PASSED,
    R_STAGE1,
    R_IMPROVEMENT,
    R_SPECIFIC,
    R_OTHERS,
    R_VALIDATION,
    R_NONFINITE,
    R_TOKENS,
    R_NOT_LEARNED,
    R_NOT_SPECIFIC,
    R_GAIN,
    R_CAUSE,
    R_CONTROL,
    R_NO_ROWS,
    REASONS
};
static const char *const reason_names[REASONS] = {
    "passed",           "stage1_no_improvement", "target_improvement",
    "pattern_specific", "other_degradation",     "validation_improvement",
    "non_finite",       "prompt_too_long",       "not_learned",
    "not_specific",     "other_gain",            "not_caused",
    "other_damaged",    "no_rows"
};
/* What the journal keeps of a record: enough for every statistic. */
typedef struct summary {
    uint64_t k, attempt, rejects[REASONS];
    double before, after, target_before, target_after;
    unsigned patterns; size_t target_id, layers, neurons, act;
    double pattern_before[NN_PATTERN_COUNT], pattern_after[NN_PATTERN_COUNT];
    uint64_t bytes, tokens_m, tokens_c;
    /* balanced_targets: cells before the one that it is of, each of `each` refused attempts */
    draw     failed[CELLS];
    uint64_t n_failed, each;
} summary;
/* Curves of a record, for TensorBoard. */
typedef struct curves { nn_two_stage_result two; nn_train_result one; int have_two, have_one; } curves;

typedef struct attempt {
    plan p;
    nn_mlp *degraded, *improved, *control;
    nn_behaviour improved_behaviour, degraded_behaviour;
    size_t distinct[NN_PATTERN_COUNT + 1];
    fit_set train, val;
    float *corrupted;                                /* labels of the training rows in stage 1 */
    nn_signature sd, si;
    nn_record rec;
    curves cv;
    nn_arena arena;
    int reason;
} attempt;
static void attempt_free(attempt *t)
{
    nn_mlp_destroy(t->degraded);
    nn_mlp_destroy(t->improved);
    nn_mlp_destroy(t->control);
    nn_signature_free(&t->sd);
    nn_signature_free(&t->si);
    if (t->cv.have_two) nn_two_stage_result_free(&t->cv.two);
    if (t->cv.have_one) nn_train_result_free(&t->cv.one);
    nn_arena_free(&t->arena);
    memset(t, 0, sizeof *t);
}
/* The rows of one part of the space without repeats: training rows are repeated evenly where a
 * pattern has fewer than its share. */
static nn_status distinct_rows(const context *c, attempt *t, size_t each, size_t negatives,
                               int part, nn_pattern_set *set, nn_error *err)
{
    nn_pattern_set_desc d = NN_ZERO;
    d.space = &c->space;
    d.patterns = t->p.uses;
    d.n_patterns = t->p.n;
    d.each = each;
    d.negatives = negatives;
    d.near_negatives = (size_t)(c->o->near_negatives * (double)negatives + 1e-9);
    d.parts = &t->p.parts;
    d.held_out = part;
    d.repeat = part == 0;
    d.seed = t->p.seed;
    d.index = part ? 1000 : 0;
    return nn_pattern_set_distinct(set, &d, err);
}
/* Which rows are corrupted: the target's; or, to test the gates, as many of all patterns' or of
 * another pattern's. */
static nn_status corrupt_rows(const context *c, attempt *t, float *label, int32_t *source,
                              size_t n, nn_error *err)
{
    const opts *o = c->o;
    int32_t which = (int32_t)t->p.target;
    double rate = o->corruption;
    size_t i, of_target = 0, positives = 0;
    if (o->placebo == 2) which = (int32_t)((t->p.target + 1) % t->p.n);
    if (o->placebo == 1) {
        for (i = 0; i < n; i++) {
            of_target += source[i] == which;
            positives += source[i] >= 0;
            if (source[i] >= 0) source[i] = -2;
        }
        rate = positives ? rate * (double)of_target / (double)positives : 0;
        which = -2;
    }
    return nn_pattern_corrupt(label, source, n, which, rate, t->p.seed, 0, &t->rec.corrupt_rows,
                              &t->rec.corrupt_flipped, NULL, err);
}
static nn_status attempt_rows_distinct(const context *c, attempt *t, fit_set *train, fit_set *val,
                                       float **corrupted, nn_error *err)
{
    const opts *o = c->o;
    nn_pattern_set a = NN_ZERO, b = NN_ZERO;
    size_t each, negatives, val_each, val_negatives, n = 0;
    nn_status s;
    nn_pattern_sizes(&each, &negatives, t->p.n, o->each_min, o->negative_ratio, o->total, o->max_total);
    val_each = (size_t)(o->val_split * (double)each + 1e-9);
    val_negatives = (size_t)(o->val_split * (double)negatives + 1e-9);
    if (!val_each) val_each = 1;
    if (!val_negatives) val_negatives = 1;
    s = distinct_rows(c, t, each - val_each, negatives - val_negatives, 0, &a, err);
    if (s == NN_OK) s = distinct_rows(c, t, val_each, val_negatives, 2, &b, err);
    if (s == NN_OK) {
        n = a.label.shape[0];
        memcpy(t->distinct, a.distinct, sizeof t->distinct);
        s = rows_of(c, train, (const uint8_t *)a.tokens.data, nn_f32(&a.label), NULL, n, &t->arena, err);
    }
    if (s == NN_OK)
        s = rows_of(c, val, (const uint8_t *)b.tokens.data, nn_f32(&b.label), NULL,
                    b.label.shape[0], &t->arena, err);
    if (s == NN_OK) {
        *corrupted = (float *)nn_arena_get(&t->arena, n * sizeof **corrupted);
        if (!*corrupted) s = nn_error_set(err, NN_E_NOMEM, "out of memory for %zu rows", n);
        else memcpy(*corrupted, train->y, n * sizeof **corrupted);
    }
    if (s == NN_OK && o->modification)
        s = corrupt_rows(c, t, *corrupted, (int32_t *)a.source.data, n, err);
    t->rec.train_rows = n;
    t->rec.val_rows = val->n;
    t->rec.rows_per_pattern = each;
    t->rec.negative_rows = negatives;
    t->rec.train_distinct = t->distinct;
    nn_pattern_set_free(&a);
    nn_pattern_set_free(&b);
    return s;
}
/* The positives and negatives of the record, in two parts: validation takes the first floor(split
 * n) rows of every source. */
static nn_status attempt_rows(const context *c, attempt *t, fit_set *train, fit_set *val,
                              float **corrupted, nn_error *err)
{
    const opts *o = c->o;
    nn_pattern_set set = NN_ZERO;
    nn_pattern_set_desc d = NN_ZERO;
    size_t each, negatives, i, n, first, block, nv = 0, nt = 0, *pick;
    int32_t *source;
    nn_status s;
    if (o->distinct) return attempt_rows_distinct(c, t, train, val, corrupted, err);
    nn_pattern_sizes(&each, &negatives, t->p.n, o->each_min, o->negative_ratio, o->total, o->max_total);
    d.space = &c->space;
    d.patterns = t->p.uses;
    d.n_patterns = t->p.n;
    d.each = each;
    d.negatives = negatives;
    d.seed = t->p.seed;
    if (o->compat) { d.pools = &c->pools; d.loose_negatives = 1; }
    else d.parts = &t->p.parts;
    if ((s = nn_pattern_set_make(&set, &d, err)) != NN_OK) return s;
    n = set.label.shape[0];
    pick = (size_t *)nn_arena_get(&t->arena, 2 * n * sizeof *pick);
    source = (int32_t *)nn_arena_get(&t->arena, n * sizeof *source);
    *corrupted = (float *)nn_arena_get(&t->arena, n * sizeof **corrupted);
    if (!pick || !source || !*corrupted) {
        nn_pattern_set_free(&set);
        return nn_error_set(err, NN_E_NOMEM, "out of memory for %zu rows", n);
    }
    for (first = 0; first < n; first += block) {
        size_t to_val;
        block = first < each * t->p.n ? each : n - first;
        to_val = (size_t)(o->val_split * (double)block + 1e-9);
        if (to_val == 0 && block > 1) to_val = 1;
        if (to_val == block) to_val = block - 1;
        for (i = 0; i < block; i++) {
            if (i < to_val) pick[n + nv++] = first + i;
            else { source[nt] = ((const int32_t *)set.source.data)[first + i]; pick[nt++] = first + i; }
        }
    }
    s = rows_of(c, train, (const uint8_t *)set.tokens.data, nn_f32(&set.label), pick, nt, &t->arena, err);
    if (s == NN_OK)
        s = rows_of(c, val, (const uint8_t *)set.tokens.data, nn_f32(&set.label), pick + n, nv,
                    &t->arena, err);
    nn_pattern_set_free(&set);
    if (s != NN_OK) return s;
    memcpy(*corrupted, train->y, nt * sizeof **corrupted);
    if (o->modification)
        s = nn_pattern_corrupt(*corrupted, source, nt, (int32_t)t->p.target, o->corruption,
                               t->p.seed, 0, &t->rec.corrupt_rows, &t->rec.corrupt_flipped, NULL,
                               err);
    t->rec.train_rows = nt;
    t->rec.val_rows = nv;
    t->rec.rows_per_pattern = each;
    t->rec.negative_rows = negatives;
    return s;
}
static nn_two_stage_desc stages_of(const context *c, const attempt *t, const fit_set *train,
                                   const fit_set *val, float *corrupted)
{
    const opts *o = c->o;
    nn_two_stage_desc d = NN_ZERO;
    d.train.batch_size = o->batch;
    d.train.loss.kind = NN_LOSS_BCE;
    d.train.optim.kind = NN_OPT_ADAM;
    d.train.optim.lr = t->p.lr;
    d.train.patience = o->patience;
    d.train.seed = t->p.seed;
    d.train.threads = 1;
    d.train.qat = o->qat && c->narrow ? &c->quant : NULL;
    d.clean = train_set_of(c, train);
    d.corrupted = d.clean;
    d.corrupted.targets = corrupted;
    d.val = train_set_of(c, val);
    d.stage1_epochs = o->stage1_epochs;
    d.stage1_fixed = o->min_improvement <= 0;
    d.improve_ratio = o->min_improvement < 1 ? 1 - o->min_improvement : 1e-300;
    d.stage2_epochs = o->stage2_epochs;
    d.lr_factor = o->lr_factor;
    d.last_layer_only = o->last_layer_only;
    return d;
}
/* What on_epoch keeps: the weights of m after each epoch; a second first epoch is stage 2's. */
typedef struct epochs_kept {
    nn_dict *all;
    const nn_mlp *m;
    size_t stage, last;
    nn_status status;
    nn_error *err;
} epochs_kept;
static int epoch_keep(const nn_train_event *e, void *user)
{
    epochs_kept *k = (epochs_kept *)user;
    nn_dict one = NN_ZERO;
    size_t j;
    if (e->epoch <= k->last) k->stage++;
    k->last = e->epoch;
    if (k->status == NN_OK) k->status = nn_mlp_state(k->m, &one, NULL, 1, k->err);
    for (j = 0; j < one.count && k->status == NN_OK; j++) {
        char name[96];
        (void)snprintf(name, sizeof name, "stage%zu.epoch%03zu.%s", k->stage, (size_t)e->epoch, one.items[j].name);
        k->status = nn_dict_put(k->all, name, &one.items[j].value, k->err);
    }
    nn_dict_free(&one);
    return k->status != NN_OK;
}
static nn_status attempt_train(const context *c, attempt *t, const fit_set *train,
                               const fit_set *val, float *corrupted, double *val_gain,
                               nn_error *err)
{
    const opts *o = c->o;
    nn_two_stage_desc d = stages_of(c, t, train, val, corrupted);
    epochs_kept kept = NN_ZERO;
    nn_status s;
    if ((s = plan_model(c, &t->p, &t->improved, err)) != NN_OK) return s;
    if (c->epochs) {
        nn_dict_free(c->epochs);                         /* of the attempt before */
        memset(c->epochs, 0, sizeof *c->epochs);
        kept.all = c->epochs;
        kept.m = t->improved;
        kept.stage = o->modification ? 1 : 2;            /* as training_metrics calls a single one */
        kept.err = err;
        d.train.on_epoch = epoch_keep;
        d.train.user = &kept;
    }
    if (!o->modification) {
        nn_train_set a = train_set_of(c, train), b = train_set_of(c, val);
        d.train.epochs = o->epochs;
        d.train.keep_best = 1;
        s = nn_train_fit(t->improved, &a, &b, &d.train, &t->cv.one, err);
        t->cv.have_one = s == NN_OK;
        return s == NN_OK ? kept.status : s;
    }
    if ((s = plan_model(c, &t->p, &t->degraded, err)) != NN_OK) return s;
    s = nn_train_two_stage(t->improved, t->degraded, &d, &t->cv.two, err);
    if (s != NN_OK) return s;
    t->cv.have_two = 1;
    if (kept.status != NN_OK) return kept.status;
    if (!t->cv.two.accepted) t->reason = R_STAGE1;
    *val_gain = t->cv.two.improved_metric - t->cv.two.degraded_metric;
    return NN_OK;
}
/* Accuracies on the held-out rows, before and after the weights are made narrow, and the gates. */
static nn_status attempt_judge(const context *c, attempt *t, nn_error *err)
{
    const opts *o = c->o;
    size_t total[4] = { 0, 0, 0, 0 }, n_all = 0, i, j;
    uint8_t *was = (uint8_t *)nn_arena_get(&t->arena, 4 * o->test_size),
            *is = was ? was + 2 * o->test_size : NULL;
    fit_set *f = (fit_set *)nn_arena_get(&t->arena, t->p.n * sizeof *f);
    nn_status s = NN_OK;
    if (!was || !f) return nn_error_set(err, NN_E_NOMEM, "out of memory for the held-out rows");
    for (i = 0; i < t->p.n && s == NN_OK; i++) {
        s = held_out_rows(c, &t->p, i, &f[i], &t->arena, err);
        if (s != NN_OK) break;
        n_all += f[i].n;
        if (c->narrow) {
            size_t a = 0, b = 0;
            if (t->degraded) s = judge(c, t->degraded, &f[i], was, &a, &t->arena, err);
            if (s == NN_OK) s = judge(c, t->improved, &f[i], is, &b, &t->arena, err);
            total[2] += a;
            total[3] += b;
        }
    }
    if (s == NN_OK && c->narrow && t->degraded) s = nn_mlp_quantize(t->degraded, &c->quant, err);
    if (s == NN_OK && c->narrow) s = nn_mlp_quantize(t->improved, &c->quant, err);
    for (i = 0; i < t->p.n && s == NN_OK; i++) {
        nn_gate_pattern *g = &t->rec.gate[i];
        size_t a = 0, b = 0, gained = 0, lost = 0;
        s = judge(c, t->improved, &f[i], is, &b, &t->arena, err);
        if (s == NN_OK && t->degraded) s = judge(c, t->degraded, &f[i], was, &a, &t->arena, err);
        if (s != NN_OK) break;
        if (t->degraded)
            for (j = 0; j < f[i].n; j++) {
                gained += is[j] && !was[j];
                lost += was[j] && !is[j];
            }
        g->after = (double)b / (double)f[i].n;
        g->before = t->degraded ? (double)a / (double)f[i].n : g->after;
        g->std_error = nn_paired_std_error(f[i].n, gained, lost);
        g->related = i != t->p.target &&
                     (nn_pattern_within(&c->space, t->p.uses[i], t->p.uses[t->p.target]) ||
                      nn_pattern_within(&c->space, t->p.uses[t->p.target], t->p.uses[i]));
        total[0] += t->degraded ? a : b;
        total[1] += b;
    }
    if (s != NN_OK) return s;
    t->rec.degraded_accuracy = (double)total[0] / (double)n_all;
    t->rec.improved_accuracy = (double)total[1] / (double)n_all;
    t->rec.float_degraded_accuracy = c->narrow && t->degraded ? (double)total[2] / (double)n_all :
                                     c->narrow                ? (double)total[3] / (double)n_all :
                                                                t->rec.degraded_accuracy;
    t->rec.float_improved_accuracy =
        c->narrow ? (double)total[3] / (double)n_all : t->rec.improved_accuracy;
    t->rec.report = nn_gates_apply(&c->gates, t->rec.gate, t->p.n, t->p.target);
    return NN_OK;
}
/* ---- what a record of today has to show ---------------------------------- */
/* Weights as the prompt prints them: what is judged is what can be read. */
static void round_weights(nn_mlp *m, size_t decimals)
{
    static const double ten[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
    size_t i;
    for (i = 0; decimals && m && i < m->n_params; i++)
        m->params[i] = (float)(rint((double)m->params[i] * ten[decimals]) / ten[decimals]);
}
static nn_status capture_weights(const context *c, nn_mlp *m, nn_error *err)
{
    nn_status s = c->narrow && m ? nn_mlp_quantize(m, &c->quant, err) : NN_OK;
    round_weights(m, c->o->decimals);
    return s;
}
/* Held-out rows of one pattern: positives first. `half` 0 looks at the rows that gates judge by, 1
 * at those that the record's accuracies are of. A pattern of fewer than 100 sequences gives all of
 * them to both. */
typedef struct held_rows { fit_set rows; size_t positives, negatives; int whole; } held_rows;
static nn_status held_make(const context *c, attempt *t, size_t pattern, held_rows *h, nn_error *err)
{
    nn_pattern_set set = NN_ZERO;
    nn_pattern_set_desc d = NN_ZERO;
    const nn_count size = nn_pattern_size(&c->space, t->p.uses[pattern]);
    nn_status s;
    d.space = &c->space;
    d.patterns = t->p.uses;
    d.n_patterns = t->p.n;
    d.each = d.negatives = 2 * c->o->test_size;
    d.only = pattern + 1;
    d.index = 2000 + pattern;
    d.seed = t->p.seed;
    d.parts = &t->p.parts;
    d.held_out = 1;
    d.whole_below = 100;
    h->whole = size.hi == 0 && size.lo < d.whole_below;
    s = nn_pattern_set_distinct(&set, &d, err);
    if (s == NN_OK) {
        h->positives = set.rows[pattern];
        h->negatives = set.rows[NN_PATTERN_COUNT];
        s = rows_of(c, &h->rows, (const uint8_t *)set.tokens.data, nn_f32(&set.label), NULL,
                    set.label.shape[0], &t->arena, err);
    }
    nn_pattern_set_free(&set);
    return s;
}
/* The half's places: positives [lo[0], hi[0]), negatives [lo[1], hi[1]). */
static void held_half(const held_rows *h, int half, size_t lo[2], size_t hi[2])
{
    lo[0] = half && !h->whole ? h->positives / 2 : 0;
    hi[0] = half || h->whole ? h->positives : h->positives / 2;
    lo[1] = h->positives + (half ? h->negatives / 2 : 0);
    hi[1] = h->positives + (half ? h->negatives : h->negatives / 2);
}
/* Mean of the shares right among positives and among negatives, with its standard error. */
static double held_accuracy(const held_rows *h, int half, const uint8_t *right, double *std_error)
{
    size_t lo[2], hi[2], i, side;
    double sum = 0, sq = 0;
    held_half(h, half, lo, hi);
    for (side = 0; side < 2; side++) {
        size_t k = 0;
        double e;
        for (i = lo[side]; i < hi[side]; i++) k += right[i];
        e = nn_share_std_error(k, hi[side] - lo[side]);
        sum += hi[side] > lo[side] ? (double)k / (double)(hi[side] - lo[side]) : 0.5;
        sq += e * e;
    }
    *std_error = sqrt(sq) / 2;
    return sum / 2;
}
/* Standard error of the difference of two models' accuracies on these rows. */
static double held_paired(const held_rows *h, int half, const uint8_t *was, const uint8_t *is)
{
    size_t lo[2], hi[2], i, side;
    double sq = 0;
    held_half(h, half, lo, hi);
    for (side = 0; side < 2; side++) {
        size_t gained = 0, lost = 0;
        double e;
        for (i = lo[side]; i < hi[side]; i++) {
            gained += is[i] && !was[i];
            lost += was[i] && !is[i];
        }
        e = nn_paired_std_error_adjusted(hi[side] - lo[side], gained, lost);
        sq += e * e;
    }
    return sqrt(sq) / 2;
}
enum { DEGRADED, IMPROVED, CONTROL, MODELS };
typedef struct held_out { held_rows rows[NN_PATTERN_COUNT]; uint8_t *right[NN_PATTERN_COUNT][MODELS]; } held_out;
/* Which rows model m classifies as they are labelled. */
static nn_status held_judge(const context *c, attempt *t, held_out *h, int which, const nn_mlp *m,
                            nn_error *err)
{
    size_t i, ignored;
    nn_status s = NN_OK;
    for (i = 0; i < t->p.n && s == NN_OK && m; i++) {
        h->right[i][which] = (uint8_t *)nn_arena_get(&t->arena, h->rows[i].rows.n);
        if (!h->right[i][which]) return nn_error_set(err, NN_E_NOMEM, "out of memory for held-out rows");
        s = judge(c, m, &h->rows[i].rows, h->right[i][which], &ignored, &t->arena, err);
    }
    return s;
}
/* The figures of pattern i by the rows of one half; what there is no model for is as the improved. */
static nn_gate_pattern held_figures(const context *c, const attempt *t, const held_out *h, size_t i,
                                    int half)
{
    nn_gate_pattern g = NN_ZERO;
    uint8_t *const *right = h->right[i];
    size_t lo[2], hi[2];
    double ignored;
    held_half(&h->rows[i], half, lo, hi);
    g.positives = hi[0] - lo[0];
    g.negatives = hi[1] - lo[1];
    g.whole = h->rows[i].whole;
    g.after = held_accuracy(&h->rows[i], half, right[IMPROVED], &g.after_std_error);
    g.before = g.after;
    g.before_std_error = g.after_std_error;
    if (right[DEGRADED]) {
        g.before = held_accuracy(&h->rows[i], half, right[DEGRADED], &g.before_std_error);
        g.std_error = held_paired(&h->rows[i], half, right[DEGRADED], right[IMPROVED]);
    }
    if (right[CONTROL]) {
        g.control = held_accuracy(&h->rows[i], half, right[CONTROL], &ignored);
        g.control_std_error = held_paired(&h->rows[i], half, right[DEGRADED], right[CONTROL]);
    }
    g.related = i != t->p.target &&
                (nn_pattern_within(&c->space, t->p.uses[i], t->p.uses[t->p.target]) ||
                 nn_pattern_within(&c->space, t->p.uses[t->p.target], t->p.uses[i]));
    return g;
}
static int reason_of(nn_gate_verdict v)
{
    static const int reasons[] = { PASSED,  R_IMPROVEMENT, R_SPECIFIC, R_OTHERS,
                                   R_GAIN,  R_CAUSE,       R_CONTROL };
    return reasons[v];
}
static void gates_judge(const context *c, attempt *t, const held_out *h, int control)
{
    nn_gate_desc gates = c->gates;
    size_t i;
    gates.control = control;
    for (i = 0; i < t->p.n; i++) t->rec.gate[i] = held_figures(c, t, h, i, 0);
    t->rec.report = nn_gates_apply(&gates, t->rec.gate, t->p.n, t->p.target);
    t->reason = reason_of(t->rec.report.verdict);
}
/* What the improved model accepts: every drawn pattern, and little outside what it lists. Shares
 * that are samples must keep two standard errors from the bound. */
static nn_status behaviour_judge(const context *c, attempt *t, nn_error *err)
{
    const nn_behaviour_probe *p = &c->behaviour;
    nn_behaviour *b = &t->improved_behaviour;
    size_t i;
    nn_status s = nn_behaviour_measure(b, p, t->improved, &c->behaviour_desc, err);
    for (i = 0; s == NN_OK && i < t->p.n; i++) {
        const size_t u = nn_behaviour_find(p, t->p.uses[i]);
        const double slack = p->whole[u] && b->rows[u] == p->first[u + 1] - p->first[u] ? 0 : 2 * b->std_error[u];
        if (b->share[u] - slack < c->o->listed) t->reason = R_NOT_LEARNED;
    }
    if (s == NN_OK && !t->reason && b->elsewhere + 2 * b->elsewhere_std_error > c->o->max_elsewhere)
        t->reason = R_NOT_SPECIFIC;
    return s;
}
static double weight_change(const nn_mlp *from, const nn_mlp *to)
{
    double sq = 0, norm = 0;
    size_t i;
    for (i = 0; i < from->n_params; i++) {
        const double a = (double)from->params[i], d = (double)to->params[i] - a;
        sq += d * d;
        norm += a * a;
    }
    return norm > 0 ? sqrt(sq / norm) : 0;
}
/* The record's own figures: by the rows that no gate has looked at. */
static void record_figures(const context *c, attempt *t, const held_out *h)
{
    nn_record *r = &t->rec;
    size_t i;
    r->degraded_accuracy = r->improved_accuracy = r->control_accuracy = 0;
    for (i = 0; i < t->p.n; i++) {
        r->gate[i] = held_figures(c, t, h, i, 1);
        r->degraded_accuracy += r->gate[i].before / (double)t->p.n;
        r->improved_accuracy += r->gate[i].after / (double)t->p.n;
        r->control_accuracy += r->gate[i].control / (double)t->p.n;
    }
    if (t->degraded) r->weight_change = weight_change(t->degraded, t->improved);
}
/* The cheap checks first: gates without the twin, behaviour, the twin and its gates. */
static nn_status attempt_prove(const context *c, attempt *t, const fit_set *train,
                               const fit_set *val, float *corrupted, nn_error *err)
{
    const opts *o = c->o;
    held_out *h = (held_out *)nn_arena_get(&t->arena, sizeof *h);
    size_t i;
    nn_status s = h ? NN_OK : nn_error_set(err, NN_E_NOMEM, "out of memory for held-out rows");
    if (h) memset(h, 0, sizeof *h);
    for (i = 0; i < t->p.n && s == NN_OK; i++) s = held_make(c, t, i, &h->rows[i], err);
    if (s == NN_OK && c->narrow) {                     /* what the weights lose by being narrow */
        s = held_judge(c, t, h, DEGRADED, t->degraded, err);
        if (s == NN_OK) s = held_judge(c, t, h, IMPROVED, t->improved, err);
        if (s == NN_OK) record_figures(c, t, h);
        t->rec.float_degraded_accuracy = t->rec.degraded_accuracy;
        t->rec.float_improved_accuracy = t->rec.improved_accuracy;
    }
    if (s == NN_OK) s = capture_weights(c, t->degraded, err);
    if (s == NN_OK) s = capture_weights(c, t->improved, err);
    if (s == NN_OK) s = held_judge(c, t, h, DEGRADED, t->degraded, err);
    if (s == NN_OK) s = held_judge(c, t, h, IMPROVED, t->improved, err);
    if (s != NN_OK) return s;
    if (o->modification) gates_judge(c, t, h, 0);
    if (!t->reason && o->behaviour_labels) s = behaviour_judge(c, t, err);
    if (s != NN_OK || t->reason) return s;
    if (o->modification && o->control) {
        const nn_two_stage_desc d = stages_of(c, t, train, val, corrupted);
        s = plan_model(c, &t->p, &t->control, err);
        if (s == NN_OK) s = nn_train_control(t->control, &d, t->cv.two.stage1.epochs, err);
        if (s == NN_OK) s = capture_weights(c, t->control, err);
        if (s == NN_OK) s = held_judge(c, t, h, CONTROL, t->control, err);
        if (s != NN_OK) return s;
        gates_judge(c, t, h, 1);
        t->rec.control = 1;
    }
    if (t->reason) return s;
    record_figures(c, t, h);
    if (!c->narrow) {
        t->rec.float_degraded_accuracy = t->rec.degraded_accuracy;
        t->rec.float_improved_accuracy = t->rec.improved_accuracy;
    }
    if (!o->behaviour_labels) return s;
    t->rec.probe = &c->behaviour;
    t->rec.behaviour = &t->improved_behaviour;
    if (!t->degraded) return s;
    t->rec.degraded_behaviour = &t->degraded_behaviour;
    return nn_behaviour_measure(&t->degraded_behaviour, &c->behaviour, t->degraded,
                                &c->behaviour_desc, err);
}
static nn_status signature_of(const context *c, const nn_mlp *m, nn_signature *out, nn_error *err)
{
    nn_capture cap = NN_ZERO;
    nn_status s = nn_capture_run(&cap, m, input_of(c, c->probe_tokens, c->probe_x), c->n_probe,
                                 NULL, NULL, err);
    if (s == NN_OK) { s = nn_signature_make(out, &cap, &c->sig, err); nn_capture_free(&cap); }
    return s;
}
/* One attempt; t->reason tells whether it is a record. NN_OK also when it is refused. */
static nn_status attempt_make(const context *c, attempt *t, uint64_t k, uint64_t a, nn_error *err)
{
    const opts *o = c->o;
    double val_gain = 0;
    nn_record *r = &t->rec;
    nn_status s;
    memset(t, 0, sizeof *t);
    s = plan_make(c, &t->p, k, a, err);
    if (s == NN_OK) s = attempt_rows(c, t, &t->train, &t->val, &t->corrupted, err);
    /* the split by chance left a small pattern no sequence to train on, or to validate by */
    if (s == NN_E_LIMIT && o->distinct) {
        t->reason = R_NO_ROWS;
        s = NN_OK;
    }
    if (s == NN_OK && !t->reason)
        s = attempt_train(c, t, &t->train, &t->val, t->corrupted, &val_gain, err);
    if (s == NN_E_NONFINITE) { t->reason = R_NONFINITE; s = NN_OK; }
    if (s != NN_OK) return s;
    r->id = k;
    r->attempt = a;
    memcpy(r->patterns, t->p.uses, sizeof r->patterns);
    r->n_patterns = t->p.n;
    r->target = t->p.target;
    r->num_layers = t->p.layers;
    r->neurons = t->p.neurons;
    r->act = t->p.act;
    r->dropout = o->dropout;
    r->learning_rate = t->p.lr;
    r->precision = o->precision == 1 ? "float16" : o->precision == 2 ? "bfloat16" : "float32";
    r->quantization = nn_quant_kind_name(c->quant.how.kind);
    r->corruption_rate = o->modification ? o->corruption : 0.0;
    if (t->cv.have_two) {
        r->stage1_train = t->cv.two.stage1.train_loss;
        r->stage1_val = t->cv.two.stage1.val_loss;
        r->n_stage1 = t->cv.two.stage1.epochs;
        if (t->cv.two.accepted) {
            r->stage2_train = t->cv.two.stage2.train_loss;
            r->stage2_val = t->cv.two.stage2.val_loss;
            r->n_stage2 = t->cv.two.stage2.epochs;
        }
        r->best_epoch = t->cv.two.stage2.best_epoch;
    } else if (t->cv.have_one) {
        r->stage2_train = t->cv.one.train_loss;
        r->stage2_val = t->cv.one.val_loss;
        r->n_stage2 = t->cv.one.epochs;
        r->best_epoch = t->cv.one.best_epoch;
    }
    if (t->reason) return NN_OK;
    s = o->distinct ? attempt_prove(c, t, &t->train, &t->val, t->corrupted, err) :
                      attempt_judge(c, t, err);
    if (s == NN_E_NONFINITE) { t->reason = R_NONFINITE; return NN_OK; }
    if (s != NN_OK) return s;
    if (o->modification && !o->distinct) {
        if (o->compat) t->reason = val_gain < o->min_degradation - 1e-9 ? R_VALIDATION : PASSED;
        else if (r->report.verdict != NN_GATE_PASSED)
            t->reason = r->report.verdict == NN_GATE_IMPROVEMENT ? R_IMPROVEMENT :
                        r->report.verdict == NN_GATE_SPECIFIC    ? R_SPECIFIC :
                                                                   R_OTHERS;
    }
    if (t->reason) return NN_OK;
    r->degraded = t->degraded;
    r->improved = t->improved;
    if (o->modification && (s = signature_of(c, t->degraded, &t->sd, err)) == NN_OK)
        r->degraded_sig = &t->sd;
    if (s == NN_OK && o->classification && (s = signature_of(c, t->improved, &t->si, err)) == NN_OK)
        r->improved_sig = &t->si;
    if (s == NN_E_NONFINITE) { t->reason = R_NONFINITE; s = NN_OK; }
    return s;
}
/* {"example_id": k, "attempt": a, "reason": ..., what was drawn, figures} */
static nn_status reject_line(nn_buf *b, const context *c, const attempt *t, nn_error *err)
{
    nn_json_writer w = NN_ZERO;
    char label[32];
    size_t i;
    w.buf = b;
    w.spaced = 1;
    w.lines = 1;
    nn_json_begin_object(&w);
    nn_json_key(&w, "example_id");
    nn_json_u64(&w, t->rec.id);
    nn_json_key(&w, "attempt");
    nn_json_u64(&w, t->rec.attempt);
    nn_json_key(&w, "reason");
    nn_json_string(&w, reason_names[t->reason]);
    /* what was drawn: which draws are refused is a bias of the set */
    if (!preset_is_old(c->o)) {
        nn_json_key(&w, "num_layers");
        nn_json_u64(&w, t->rec.num_layers);
        nn_json_key(&w, "neurons_per_layer");
        nn_json_u64(&w, t->rec.neurons);
        nn_json_key(&w, "activation_type");
        nn_json_string(&w, nn_act_name(t->rec.act));
        nn_json_key(&w, "learning_rate");
        nn_json_rounded(&w, t->rec.learning_rate, 6);
        nn_json_key(&w, "train_rows");
        nn_json_u64(&w, t->rec.train_rows);
    }
    nn_json_key(&w, "target_pattern");
    nn_json_string(&w, nn_pattern_label(label, t->rec.patterns[t->rec.target]));
    nn_json_key(&w, "target_gain");
    nn_json_rounded(&w, t->rec.report.target_gain, 6);
    nn_json_key(&w, "others_mean_gain");
    nn_json_rounded(&w, t->rec.report.others_mean_gain, 6);
    nn_json_key(&w, "worst_loss");
    nn_json_rounded(&w, t->rec.report.worst_loss, 6);
    nn_json_key(&w, "degraded_accuracy");
    nn_json_rounded(&w, t->rec.degraded_accuracy, 6);
    nn_json_key(&w, "improved_accuracy");
    nn_json_rounded(&w, t->rec.improved_accuracy, 6);
    nn_json_key(&w, "stage1_val_loss");
    nn_json_begin_array(&w);
    for (i = 0; i < t->rec.n_stage1; i++) nn_json_rounded(&w, t->rec.stage1_val[i], 6);
    nn_json_end(&w);
    nn_json_key(&w, "pattern_accuracies");
    nn_json_begin_array(&w);
    for (i = 0; i < t->rec.n_patterns; i++) {
        nn_json_begin_object(&w);
        nn_json_key(&w, "pattern");
        nn_json_string(&w, nn_pattern_label(label, t->rec.patterns[i]));
        nn_json_key(&w, "degraded");
        nn_json_rounded(&w, t->rec.gate[i].before, 6);
        nn_json_key(&w, "improved");
        nn_json_rounded(&w, t->rec.gate[i].after, 6);
        nn_json_key(&w, "std_error");
        nn_json_rounded(&w, t->rec.gate[i].std_error, 6);
        nn_json_end(&w);
    }
    nn_json_end(&w);
    nn_json_end(&w);
    return nn_json_finish(&w, err);
}
/* {"example_id": k, "cell": j, "reason": "no_attempt_passed", target and number of patterns, attempts} */
static nn_status cell_line(nn_buf *b, const context *c, uint64_t k, size_t j, draw x, nn_error *err)
{
    nn_json_writer w = NN_ZERO;
    w.buf = b;
    w.spaced = 1;
    w.lines = 1;
    nn_json_begin_object(&w);
    nn_json_key(&w, "example_id");
    nn_json_u64(&w, k);
    nn_json_key(&w, "cell");
    nn_json_u64(&w, j);
    nn_json_key(&w, "reason");
    nn_json_string(&w, "no_attempt_passed");
    nn_json_key(&w, "target_pattern");
    nn_json_string(&w, nn_pattern_name((nn_pattern)x.target));
    nn_json_key(&w, "n_patterns");
    nn_json_u64(&w, x.n);
    nn_json_key(&w, "attempts");
    nn_json_u64(&w, c->o->max_attempts);
    nn_json_end(&w);
    return nn_json_finish(&w, err);
}
/* The prompts and completions of a record by the tokenizer, in place of the estimates. */
static nn_status size_counted(const context *c, const nn_record *r, nn_record_size *size, nn_error *err)
{
    size_t *out[4], i;
    nn_buf b = NN_ZERO;
    nn_status s = NN_OK;
    out[0] = &size->modification_tokens;
    out[1] = &size->modification_completion_tokens;
    out[2] = &size->classification_tokens;
    out[3] = &size->classification_completion_tokens;
    for (i = 0; i < 4 && s == NN_OK; i++) {
        nn_pattern_use labels[NN_PATTERN_UNIVERSE_MAX];
        if (i < 2 ? !c->o->modification : !c->o->classification) continue;
        b.len = 0;
        s = i == 0 ? nn_prompt_modification(&b, r, &c->format, err) :
            i == 1 ? nn_weights_json_in(&b, r->improved, c->format.weight_unit, err) :
            i == 2 ? nn_prompt_classification(&b, r, &c->format, err) :
                     nn_patterns_text(&b, labels, nn_record_labels(labels, r), err);
        if (s == NN_OK) s = app_tokens_count(out[i], &c->tokens, (const char *)b.data, b.len, err);
    }
    nn_buf_free(&b);
    return s;
}
/* Record k: the first attempt that passes. line and rejects are appended to; curves of the accepted
 * attempt move to *cv (may be NULL). */
static nn_status record_make(const context *c, uint64_t k, nn_buf *line, nn_buf *rejects,
                             summary *sum, attempt *keep, nn_error *err)
{
    uint64_t a;
    const uint64_t each = c->o->max_attempts, most = each * cells_of(c);
    attempt own, *t = keep ? keep : &own;            /* made where it stays: the record points at
                                                        its own signatures */
    nn_status s = NN_OK;
    memset(sum, 0, sizeof *sum);
    sum->k = k;
    sum->each = each;
    for (a = 0; a < most; a++) {
        nn_record_size size = NN_ZERO;
        size_t i, before = line->len;
        s = attempt_make(c, t, k, a, err);
        if (s == NN_OK && t->reason == PASSED) {
            s = nn_record_json(line, &t->rec, &c->format, &size, err);
            if (s == NN_OK && c->tokens.n) s = size_counted(c, &t->rec, &size, err);
            if (s == NN_OK && c->o->max_tokens &&
                (size.modification_tokens + size.modification_completion_tokens > c->o->max_tokens ||
                 size.classification_tokens + size.classification_completion_tokens > c->o->max_tokens)) {
                t->reason = R_TOKENS;
                line->len = before;
            }
        }
        if (s != NN_OK) { attempt_free(t); return s; }
        if (t->reason) {
            sum->rejects[t->reason]++;
            s = reject_line(rejects, c, t, err);
            attempt_free(t);
            if (s == NN_OK && c->o->balanced && (a + 1) % each == 0) {
                const draw x = cell_of(c, k, (size_t)(a / each));
                s = cell_line(rejects, c, k, (size_t)(a / each), x, err);
                sum->failed[sum->n_failed++] = x;
            }
            if (s != NN_OK) return s;
            continue;
        }
        sum->attempt = a;
        sum->before = t->rec.degraded_accuracy;
        sum->after = t->rec.improved_accuracy;
        sum->target_before = t->rec.gate[t->rec.target].before;
        sum->target_after = t->rec.gate[t->rec.target].after;
        for (i = 0; i < t->rec.n_patterns; i++) {
            sum->patterns |= 1u << t->rec.patterns[i].id;
            sum->pattern_before[t->rec.patterns[i].id] = t->rec.gate[i].before;
            sum->pattern_after[t->rec.patterns[i].id] = t->rec.gate[i].after;
        }
        sum->target_id = (size_t)t->rec.patterns[t->rec.target].id;
        sum->layers = t->rec.num_layers;
        sum->neurons = t->rec.neurons;
        sum->act = (size_t)t->rec.act;
        sum->bytes = size.bytes;
        sum->tokens_m = size.modification_tokens;
        sum->tokens_c = size.classification_tokens;
        if (!keep) attempt_free(t);
        return NN_OK;
    }
    {
        char text[160] = "";
        size_t i, n = 0;
        for (i = 1; i < REASONS; i++)
            if (sum->rejects[i])
                n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %llu", n ? ", " : "",
                                      reason_names[i], (unsigned long long)sum->rejects[i]);
        return nn_error_set(err, NN_E_LIMIT, "record %llu: no attempt of %llu passed (%s)",
                        (unsigned long long)k, (unsigned long long)most, text);
    }
}

/* What a run that found no record may lack: named, with the way that needs less. */
static void refusal_hint(nn_app *app, const opts *o)
{
    const double steps = (double)o->total / (double)o->batch;
    if (!o->distinct || steps >= 94) return;          /* half of the default's 12000 / 64 */
    nn_app_warn(app, "dataset.patterns.target_total_examples %zu and training.batch_size %zu make %.0f steps an epoch, "
                     "of which models seldom learn what labels by behaviour and the gates ask for (the default makes "
                     "188); --compat trains and judges as the original program did", o->total, o->batch, steps);
}

/* ==== [SINK] the data set on disk: parts, rejected.jsonl, journal ======== */
/* The journal's records: "H ..." once: what this data set is (see origin); "R ..." one per record, with
 * the CRC-32C of the bytes that it added to its part and to rejected.jsonl; "P p n sha256 n sha256" a
 * part is closed: bytes and SHA-256 of its files, "0 -" for none, with gzip "n/z sha256" of the z bytes
 * that are stored; "U name" uploaded; "G ..." the set grows: as H, with more records, and a last part
 * that was short is open again. A record is
 * safe when its R line is: one write() for the record, one for the line after it, and on resume
 * everything behind the last line is cut. What a resume finds is checked before it is gone on with:
 * closed parts as a whole, the open one record by record. */
#define BINS 2000
typedef struct hist { uint64_t bin[BINS + 1], n; double sum; } hist;           /* of shares 0..1 */
static void hist_add(hist *h, double v)
{
    double b = v < 0 ? 0 : v > 1 ? 1 : v;
    h->bin[(size_t)(b * BINS + 0.5)]++;
    h->n++;
    h->sum += v;
}
static double hist_median(const hist *h)
{
    uint64_t seen = 0;
    size_t i, lo = BINS + 1;
    for (i = 0; i <= BINS; i++) {
        seen += h->bin[i];
        if (lo > BINS && 2 * seen >= h->n && h->n) { lo = i; if (2 * seen > h->n) return (double)i / BINS; }
        else if (lo <= BINS && h->bin[i]) return (double)(lo + i) / (2.0 * BINS);
    }
    return 0;
}
typedef struct totals {
    uint64_t records, attempts, rejects[REASONS], bytes, tokens_m, tokens_c, max_m, max_c;
    hist before, after, target_before, target_after, pattern_before[NN_PATTERN_COUNT],
        pattern_after[NN_PATTERN_COUNT];
    hist as_target_before[NN_PATTERN_COUNT], as_target_after[NN_PATTERN_COUNT];
    uint64_t chosen[NN_PATTERN_COUNT], target[NN_PATTERN_COUNT], layers[65], acts[16], neurons_sum;
    /* by target and number of patterns less one: records, draws that no attempt of passed, and, for
     * balanced targets, attempts */
    uint64_t cell_records[NN_PATTERN_COUNT][NN_PATTERN_COUNT], cell_failed[NN_PATTERN_COUNT][NN_PATTERN_COUNT],
        cell_attempts[NN_PATTERN_COUNT][NN_PATTERN_COUNT];
} totals;
static void totals_add(totals *t, const summary *s)
{
    size_t i, n = 0;
    t->records++;
    t->attempts += s->attempt + 1;
    for (i = 0; i < s->n_failed; i++) {
        const draw x = s->failed[i];
        t->cell_failed[x.target][x.n - 1]++;
        t->cell_attempts[x.target][x.n - 1] += s->each;
    }
    for (i = 0; i < REASONS; i++) t->rejects[i] += s->rejects[i];
    t->bytes += s->bytes;
    t->tokens_m += s->tokens_m;
    t->tokens_c += s->tokens_c;
    if (s->tokens_m > t->max_m) t->max_m = s->tokens_m;
    if (s->tokens_c > t->max_c) t->max_c = s->tokens_c;
    hist_add(&t->before, s->before);
    hist_add(&t->after, s->after);
    hist_add(&t->target_before, s->target_before);
    hist_add(&t->target_after, s->target_after);
    for (i = 0; i < NN_PATTERN_COUNT; i++)
        if (s->patterns >> i & 1u) {
            n++;
            t->chosen[i]++;
            hist_add(&t->pattern_before[i], s->pattern_before[i]);
            hist_add(&t->pattern_after[i], s->pattern_after[i]);
        }
    t->cell_records[s->target_id][n ? n - 1 : 0]++;
    t->cell_attempts[s->target_id][n ? n - 1 : 0] += s->attempt + 1 - s->n_failed * s->each;
    t->target[s->target_id]++;
    hist_add(&t->as_target_before[s->target_id], s->target_before);
    hist_add(&t->as_target_after[s->target_id], s->target_after);
    t->layers[s->layers < 64 ? s->layers : 64]++;
    t->acts[s->act & 15]++;
    t->neurons_sum += s->neurons;
}
enum { TRAIN, TEST, VALIDATION, SPLITS };
enum { PIECE = 1 << 18 };                 /* bytes that are packed at a time */
/* part: the split; crc: of the record, crc_rejects: of the refused attempts before it */
typedef struct entry {
    uint64_t end[SPLITS], rejected, attempt;
    uint32_t crc, crc_rejects;
    int      part;
} entry;
/* the files of a closed part; bytes 0 = there is none; packed: length of the .gz, 0 = it is plain */
typedef struct closed_part {
    uint64_t bytes[SPLITS], packed[SPLITS];
    char     sha256[SPLITS][65];          /* of the file as it is stored */
} closed_part;
/* A file read from the front, record by record; no_memory: what it does not hold was not looked at. */
typedef struct tail { nn_reader *r; nn_buf b; int no_memory; uint64_t part; int split; } tail;
/* What a data set is made of: records [lo, hi) of n in parts of interval, the seed, the SHA-256 of the
 * probe set and of config.yaml. */
typedef struct origin { uint64_t lo, hi, n, interval, seed; char probe[65], config[65]; } origin;
static void tail_close(tail *t)
{
    nn_reader_close(t->r);
    nn_buf_free(&t->b);
    memset(t, 0, sizeof *t);
}
typedef struct book {                     /* what a journal says */
    origin   is;                          /* n = 0: there is none yet */
    entry   *e; size_t count, room;       /* records lo .. lo + count - 1 */
    totals  *sum;
    uint64_t stop;                        /* the journal is cut off before this record */
    closed_part *parts; size_t closed, parts_room;
    int      packed_open;                 /* the open part was closed, and is as it was then */
    tail    *last;                        /* the file that entry_read read from */
    nn_texts uploaded; size_t uploaded_room;
    nn_alloc alloc;
} book;
static void book_free(book *b)
{
    size_t i;
    for (i = 0; i < b->uploaded.n; i++) free((void *)(uintptr_t)b->uploaded.v[i]);
    free((void *)b->uploaded.v);
    if (b->last) tail_close(b->last);
    free(b->last);
    free(b->parts);
    free(b->e);
    free(b->sum);
    memset(b, 0, sizeof *b);
}
static int number(const char **p, const char *end, uint64_t *v)
{
    size_t n;
    while (*p < end && **p == ' ') (*p)++;
    n = nn_u64_parse(*p, (size_t)(end - *p), v);
    *p += n;
    return n > 0;
}
/* 1 = the letter is what comes next, and is taken */
static int after(const char **p, const char *end, char letter)
{
    const char *q = *p;
    while (q < end && *q == ' ') q++;
    if (q == end || *q != letter) return 0;
    *p = q + 1;
    return 1;
}
static int decimal(const char **p, const char *end, double *v)
{
    size_t n;
    while (*p < end && **p == ' ') (*p)++;
    n = nn_f64_parse(*p, (size_t)(end - *p), v);
    *p += n;
    return n > 0;
}
/* a SHA-256 in hex */
static int digest(const char **p, const char *end, char hex[65])
{
    size_t i;
    while (*p < end && **p == ' ') (*p)++;
    for (i = 0; i < 64 && *p + i < end && strchr("0123456789abcdef", (*p)[i]); i++) hex[i] = (*p)[i];
    hex[i] = 0;
    *p += i;
    return i == 64;
}
static int origin_parse(const char *p, const char *end, origin *is)
{
    return number(&p, end, &is->lo) && number(&p, end, &is->hi) && number(&p, end, &is->n) &&
           number(&p, end, &is->interval) && number(&p, end, &is->seed) &&
           digest(&p, end, is->probe) && digest(&p, end, is->config) && is->lo <= is->hi &&
           is->hi <= is->n && is->n > 0 && is->interval > 0;
}
/* 1 = the whole set, not a shard of it */
static int origin_whole(const origin *is) { return is->lo == 0 && is->hi == is->n; }
/* 1 = the same, but for the shard; else *why says what differs: a was, b is asked for */
static int origin_same(const origin *a, const origin *b, char *why, size_t cap)
{
    const struct { const char *name; uint64_t a, b; } v[] = { { "random_seed", a->seed, b->seed },
                                                               { "output_dataset_length", a->n, b->n },
                                                               { "checkpoint_interval", a->interval, b->interval } };
    size_t i;
    for (i = 0; i < sizeof v / sizeof *v; i++)
        if (v[i].a != v[i].b) {
            (void)snprintf(why, cap, "%s %llu and %llu", v[i].name, (unsigned long long)v[i].a,
                           (unsigned long long)v[i].b);
            return 0;
        }
    if (strcmp(a->probe, b->probe) != 0)
        (void)snprintf(why, cap, "signature_dataset.json of sha256 %.12s.. and %.12s..", a->probe, b->probe);
    else if (strcmp(a->config, b->config) != 0)
        (void)snprintf(why, cap, "config.yaml of sha256 %.12s.. and %.12s..", a->config, b->config);
    else return 1;
    return 0;
}
static size_t summary_print(char *buf, size_t cap, const summary *s, const entry *e)
{
    size_t i, n;
    n = (size_t)snprintf(buf, cap, "R %llu %d %llu %llu", (unsigned long long)s->k, e->part,
                         (unsigned long long)e->end[TRAIN], (unsigned long long)e->end[TEST]);
    /* only where a part has validation records: journals of sets without them are as they were */
    if (e->end[VALIDATION])
        n += (size_t)snprintf(buf + n, cap - n, "/%llu", (unsigned long long)e->end[VALIDATION]);
    n += (size_t)snprintf(buf + n, cap - n, " %llu %llu %lu %lu", (unsigned long long)e->rejected,
                          (unsigned long long)s->attempt, (unsigned long)e->crc,
                          (unsigned long)e->crc_rejects);
    for (i = 1; i < R_NO_ROWS; i++)
        n += (size_t)snprintf(buf + n, cap - n, " %llu", (unsigned long long)s->rejects[i]);
    n += (size_t)snprintf(buf + n, cap - n, " %u %zu %zu %zu %zu %llu %llu %llu", s->patterns,
                          s->target_id, s->layers, s->neurons, s->act, (unsigned long long)s->bytes,
                          (unsigned long long)s->tokens_m, (unsigned long long)s->tokens_c);
    n += (size_t)snprintf(buf + n, cap - n, " %.6f %.6f %.6f %.6f", s->before, s->after,
                          s->target_before, s->target_after);
    for (i = 0; i < NN_PATTERN_COUNT; i++)
        if (s->patterns >> i & 1u)
            n += (size_t)snprintf(buf + n, cap - n, " %.6f %.6f", s->pattern_before[i],
                                  s->pattern_after[i]);
    /* only where there are some: the lines of before are as they were */
    if (s->rejects[R_NO_ROWS])
        n += (size_t)snprintf(buf + n, cap - n, " N %llu", (unsigned long long)s->rejects[R_NO_ROWS]);
    if (s->n_failed)
        n += (size_t)snprintf(buf + n, cap - n, " C %llu %llu", (unsigned long long)s->each,
                              (unsigned long long)s->n_failed);
    for (i = 0; i < s->n_failed; i++)
        n += (size_t)snprintf(buf + n, cap - n, " %d %d", (int)s->failed[i].target, (int)s->failed[i].n);
    return n;
}
static int summary_parse(const char *p, const char *end, summary *s, entry *e)
{
    uint64_t v[8], part, crc, crc_rejects;
    size_t i;
    int ok = number(&p, end, &s->k) && number(&p, end, &part) && part < SPLITS &&
             number(&p, end, &e->end[TRAIN]) && number(&p, end, &e->end[TEST]);
    e->end[VALIDATION] = 0;
    if (ok && p < end && *p == '/') {
        p++;
        ok = number(&p, end, &e->end[VALIDATION]);
    }
    ok = ok && number(&p, end, &e->rejected) && number(&p, end, &s->attempt) && number(&p, end, &crc) &&
         number(&p, end, &crc_rejects);
    if (!ok) return 0;
    e->part = (int)part;
    e->crc = (uint32_t)crc;
    e->crc_rejects = (uint32_t)crc_rejects;
    e->attempt = s->attempt;
    s->rejects[0] = 0;
    s->rejects[R_NO_ROWS] = s->n_failed = s->each = 0;
    for (i = 1; i < R_NO_ROWS; i++) if (!number(&p, end, &s->rejects[i])) return 0;
    for (i = 0; i < 8; i++) if (!number(&p, end, &v[i])) return 0;
    s->patterns = (unsigned)v[0];
    s->target_id = (size_t)v[1];
    s->layers = (size_t)v[2];
    s->neurons = (size_t)v[3];
    s->act = (size_t)v[4];
    s->bytes = v[5];
    s->tokens_m = v[6];
    s->tokens_c = v[7];
    if (s->target_id >= NN_PATTERN_COUNT) return 0;
    if (!decimal(&p, end, &s->before) || !decimal(&p, end, &s->after) ||
        !decimal(&p, end, &s->target_before) || !decimal(&p, end, &s->target_after))
        return 0;
    for (i = 0; i < NN_PATTERN_COUNT; i++)
        if (s->patterns >> i & 1u)
            if (!decimal(&p, end, &s->pattern_before[i]) || !decimal(&p, end, &s->pattern_after[i]))
                return 0;
    if (after(&p, end, 'N') && !number(&p, end, &s->rejects[R_NO_ROWS])) return 0;
    if (!after(&p, end, 'C')) return 1;
    if (!number(&p, end, &s->each) || !number(&p, end, &s->n_failed) || s->n_failed > CELLS) return 0;
    if (s->n_failed * s->each > s->attempt || s->each > 65536) return 0;
    for (i = 0; i < s->n_failed; i++) {
        if (!number(&p, end, &v[0]) || !number(&p, end, &v[1])) return 0;
        if (v[0] >= NN_PATTERN_COUNT || v[1] < 1 || v[1] > NN_PATTERN_COUNT) return 0;
        s->failed[i].target = (unsigned char)v[0];
        s->failed[i].n = (unsigned char)v[1];
    }
    return 1;
}
/* room for one item more; NULL = memory is out */
static void *grown(void *items, size_t n, size_t *room, size_t size)
{
    size_t want = *room ? 2 * *room : 64;
    void *q;
    if (n < *room) return items;
    q = realloc(items, want * size);
    if (q) *room = want;
    return q;
}
/* R: a record that follows from those before it, within its part */
static nn_status book_record(book *b, const char *p, const char *end)
{
    summary s;
    entry e, *q;
    const uint64_t at = b->is.interval ? b->count % b->is.interval : 0;
    int i;
    memset(&s, 0, sizeof s);
    memset(&e, 0, sizeof e);
    if (!b->is.n || !summary_parse(p, end, &s, &e) || s.k != b->is.lo + b->count || s.k >= b->is.hi)
        return NN_E_FORMAT;
    if (s.k >= b->stop) return NN_E_STOPPED;
    for (i = 0; i < SPLITS; i++) {
        const uint64_t was = at ? b->e[b->count - 1].end[i] : 0;
        if (i == e.part ? e.end[i] <= was : e.end[i] != was) return NN_E_FORMAT;
    }
    if (e.rejected < (b->count ? b->e[b->count - 1].rejected : 0) || b->count / b->is.interval != b->closed)
        return NN_E_FORMAT;
    q = (entry *)grown(b->e, b->count, &b->room, sizeof *q);
    if (!q) return NN_E_NOMEM;
    b->e = q;
    b->e[b->count++] = e;
    totals_add(b->sum, &s);
    return NN_OK;
}
/* P: the part that is full, or the last one */
static nn_status book_part(book *b, const char *p, const char *end)
{
    closed_part c, *q;
    uint64_t part;
    int i;
    if (!number(&p, end, &part) || part != b->closed || !b->count ||
        (b->count != (part + 1) * b->is.interval && b->is.lo + b->count != b->is.hi))
        return NN_E_FORMAT;
    memset(&c, 0, sizeof c);
    for (i = 0; i < SPLITS; i++) {
        if (i == VALIDATION && p == end) break;                                /* there is none */
        if (!number(&p, end, &c.bytes[i]) || c.bytes[i] != b->e[b->count - 1].end[i]) return NN_E_FORMAT;
        if (c.bytes[i] && p < end && *p == '/') {
            p++;
            if (!number(&p, end, &c.packed[i]) || !c.packed[i]) return NN_E_FORMAT;
        }
        if (c.bytes[i] && !digest(&p, end, c.sha256[i])) return NN_E_FORMAT;
        if (c.bytes[i] == 0 && end - p >= 2) p += 2;                           /* " -" */
    }
    if (c.bytes[VALIDATION] != b->e[b->count - 1].end[VALIDATION]) return NN_E_FORMAT;
    q = (closed_part *)grown(b->parts, b->closed, &b->parts_room, sizeof *q);
    if (!q) return NN_E_NOMEM;
    b->parts = q;
    b->parts[b->closed++] = c;
    return NN_OK;
}
static const char *const split_names[SPLITS] = { "train", "test", "validation" };
/* More records are wanted: a last part that was closed before it was full is open again; it, and what
 * is written anew at the end, is to be uploaded again. */
static void book_reopen(book *b)
{
    static const char *const anew[] = { "README.md", "config.yaml", "rejected.jsonl" };
    size_t i, j, n = 0;
    char name[64];
    const int shorter = b->closed * b->is.interval > b->count;
    if (shorter) b->closed--;
    for (i = 0; i < b->uploaded.n; i++) {
        const char *u = b->uploaded.v[i];
        int again = 0;
        for (j = 0; j < sizeof anew / sizeof *anew; j++) again |= strcmp(u, anew[j]) == 0;
        for (j = 0; shorter && j < SPLITS; j++) {
            const int n_name = snprintf(name, sizeof name, "data/%s-%05zu.jsonl", split_names[j], b->closed);
            again |= strncmp(u, name, (size_t)n_name) == 0;
        }
        if (again) free((void *)(uintptr_t)u);
        else b->uploaded.v[n++] = u;
    }
    b->uploaded.n = n;
}
/* G: the whole set, not a shard of it, gets more records than it had */
static nn_status book_grown(book *b, const char *p, const char *end)
{
    origin to;
    if (!b->is.n || !origin_parse(p, end, &to) || !origin_whole(&b->is) || !origin_whole(&to))
        return NN_E_FORMAT;
    if (to.n <= b->is.n || to.interval != b->is.interval || to.seed != b->is.seed ||
        strcmp(to.probe, b->is.probe) != 0)
        return NN_E_FORMAT;
    book_reopen(b);
    b->is = to;
    return NN_OK;
}
static nn_status book_uploaded(book *b, const char *p, const char *end)
{
    const size_t n = (size_t)(end - p);
    const char **q = (const char **)grown((void *)b->uploaded.v, b->uploaded.n, &b->uploaded_room, sizeof *q);
    char *name = (char *)malloc(n + 1);
    if (q) b->uploaded.v = q;
    if (!q || !name) { free(name); return NN_E_NOMEM; }
    memcpy(name, p, n);
    name[n] = 0;
    b->uploaded.v[b->uploaded.n++] = name;
    return NN_OK;
}
static nn_status book_line(void *user, const char *text, size_t n)
{
    book *b = (book *)user;
    const char *p = text + 2, *end = text + n;
    if (n < 2) return NN_E_FORMAT;
    switch (text[0]) {
    case 'H': return !b->is.n && origin_parse(p, end, &b->is) ? NN_OK : NN_E_FORMAT;
    case 'R': return book_record(b, p, end);
    case 'P': return book_part(b, p, end);
    case 'G': return book_grown(b, p, end);
    case 'U': return book_uploaded(b, p, end);
    default: return NN_E_FORMAT;
    }
}
static nn_status first_line(void *user, const char *text, size_t n)
{
    (void)user, (void)text, (void)n;
    return NN_E_STOPPED;
}
/* Is the journal, if there is one, of the form of today? */
static nn_status book_form(const char *dir, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES];
    nn_status s = nn_path_join(path, sizeof path, dir, "journal.txt", err);
    if (s != NN_OK || !nn_file_exists(path, NULL)) return s;
    s = nn_journal_read(path, first_line, NULL, NULL, err);
    if (s != NN_E_UNSUPPORTED) return s;
    return nn_error_set(err, s,
                    "%s: written by version b521685 or one before it, whose journal has no checksums: go on "
                    "with that version, or make it anew with --overwrite (--preset v0.1 makes its records)",
                    dir);
}
/* DIR/journal.txt into *b; j NULL = read only: another process may be at it. Records from stop on are
 * cut off (UINT64_MAX: none). */
static nn_status book_open(book *b, const char *dir, uint64_t stop, nn_journal **j, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES];
    nn_error e = NN_ZERO;
    nn_status s;
    memset(b, 0, sizeof *b);
    NN_TRY(nn_path_join(path, sizeof path, dir, "journal.txt", err));
    if (!j && !nn_file_exists(path, NULL))
        return nn_error_set(err, NN_E_IO, "%s: not a data set of run-data-gen, there is no journal.txt",
                        dir);
    NN_TRY(book_form(dir, err));
    b->stop = stop;
    b->sum = (totals *)calloc(1, sizeof *b->sum);
    b->last = (tail *)calloc(1, sizeof *b->last);
    if (!b->sum || !b->last) book_free(b);
    if (!b->sum) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory", path);
    s = j ? nn_journal_open(j, path, book_line, b, NULL, &e) :
            nn_journal_read(path, book_line, b, NULL, &e);
    if (s == NN_OK) return NN_OK;
    book_free(b);
    if (!e.msg[0] && s == NN_E_NOMEM) (void)nn_error_set(&e, s, "%s: out of memory", path);
    if (!e.msg[0]) (void)nn_error_set(&e, s, "%s: a record does not follow from those before it", path);
    if (err) *err = e;
    return s;
}
/* A part's file below the data set's folder. */
static void part_name(char name[64], int split, uint64_t part, int packed)
{
    (void)snprintf(name, 64, "data/%s-%05llu.jsonl%s", split_names[split], (unsigned long long)part,
                   packed ? ".gz" : "");
}
static nn_status part_path(char *path, const char *dir, int split, uint64_t part, int packed, nn_error *err)
{
    char name[64];
    part_name(name, split, part, packed);
    return nn_path_join(path, NN_MAX_PATH_BYTES, dir, name, err);
}
/* 1 = that part is stored as .jsonl.gz */
static int part_packed(const book *b, int split, uint64_t part)
{
    if (part >= b->closed && !(part == b->closed && b->packed_open)) return 0;
    return b->parts[part].packed[split] > 0;
}
static uint64_t size_of(const char *path)
{
    uint64_t n = 0;
    return nn_file_exists(path, NULL) && nn_file_size(&n, path, NULL, NULL) == NN_OK ? n : 0;
}
/* The files of closed parts: their lengths, and with deep their SHA-256. */
static nn_status book_check_parts(const book *b, const char *dir, int deep, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES], hex[65];
    size_t p;
    int i;
    for (p = 0; p < b->closed; p++)
        for (i = 0; i < SPLITS; i++) {
            const closed_part *c = &b->parts[p];
            const uint64_t size = c->packed[i] ? c->packed[i] : c->bytes[i];
            NN_TRY(part_path(path, dir, i, p, c->packed[i] > 0, err));
            if (!size) continue;
            if (!nn_file_exists(path, NULL))
                return nn_error_set(err, NN_E_FORMAT, "%s: is missing, it had %llu bytes when it was closed", path,
                                (unsigned long long)size);
            if (size_of(path) != size)
                return nn_error_set(err, NN_E_FORMAT, "%s: expected %llu bytes as when it was closed, got %llu", path,
                                (unsigned long long)size, (unsigned long long)size_of(path));
            if (!deep) continue;
            NN_TRY(nn_file_sha256(hex, path, NULL, err));
            if (strcmp(hex, c->sha256[i]) != 0)
                return nn_error_set(err, NN_E_FORMAT, "%s: was changed: sha256 %.12s.. when it was closed, %.12s.. now",
                                path, c->sha256[i], hex);
        }
    return NN_OK;
}
/* A data set to read from: its journal, and closed parts of the length that they had. */
static nn_status book_read(book *b, const char *dir, nn_error *err)
{
    nn_status s = book_open(b, dir, UINT64_MAX, NULL, err);
    if (s == NN_OK && !b->is.n)
        s = nn_error_set(err, NN_E_FORMAT, "%s: not a data set of run-data-gen, the journal is empty", dir);
    if (s == NN_OK) s = book_check_parts(b, dir, 0, err);
    return s;
}
/* The reader at byte `from` of what path holds; of a .gz by reading up to there. */
static nn_status tail_open(tail *t, const char *path, uint64_t from, int packed, nn_error *err)
{
    nn_file_opts fo = NN_ZERO;
    const unsigned char *p;
    size_t n;
    fo.raw = !packed;
    if (!t->r) NN_TRY(nn_reader_open(&t->r, path, &fo, err));
    if (!packed) return nn_reader_seek(t->r, from, err);
    while (nn_reader_tell(t->r) < from) {
        const uint64_t left = from - nn_reader_tell(t->r);
        NN_TRY(nn_reader_peek(t->r, 1, &p, &n, err));
        if (n == 0) return nn_error_set(err, NN_E_FORMAT, "%s: ends before byte %llu", path, (unsigned long long)from);
        nn_reader_take(t->r, n < left ? n : (size_t)left);
    }
    return NN_OK;
}
/* 1 = the next n bytes of path, from byte `from` on, have this CRC; they are in t->b */
static int tail_holds(tail *t, const char *path, int packed, uint64_t from, uint64_t n, uint32_t crc)
{
    size_t got = 0;
    nn_status s = NN_OK;
    t->b.len = 0;
    if (n == 0) return crc == 0;
    if (!packed && size_of(path) < from + n) return 0;
    if (!t->r) s = tail_open(t, path, from, packed, NULL);
    if (s == NN_OK) s = nn_buf_reserve(&t->b, (size_t)n, NULL);
    if (s == NN_OK) s = nn_reader_read(t->r, t->b.data, (size_t)n, &got, NULL);
    t->no_memory |= s == NN_E_NOMEM;
    if (s != NN_OK || got != n) return 0;
    t->b.len = (size_t)n;
    return nn_crc32c(0, t->b.data, (size_t)n) == crc;
}
/* Records of the open part, and refused attempts: *good = the first record whose bytes are not those
 * that the journal says (lo + count: all are). What belongs to closed parts is on the disk since: there
 * it is an error. sha: of the open part's files up to *good; may be NULL. */
static nn_status book_check_tail(const book *b, const char *dir, uint64_t *good, nn_sha256 sha[SPLITS],
                                 nn_error *err)
{
    char path[NN_MAX_PATH_BYTES], rejected[NN_MAX_PATH_BYTES];
    tail part[SPLITS], rejects;
    const uint64_t from = b->closed * b->is.interval;
    nn_status s = nn_path_join(rejected, sizeof rejected, dir, "rejected.jsonl", err);
    uint64_t i;
    int no_memory;
    memset(part, 0, sizeof part);
    memset(&rejects, 0, sizeof rejects);
    for (i = 0; sha && i < SPLITS; i++) nn_sha256_init(&sha[i]);
    for (i = 0; i < b->count && s == NN_OK; i++) {
        const entry *e = &b->e[i];
        const uint64_t was = i ? b->e[i - 1].rejected : 0;
        const uint64_t start = i > from ? b->e[i - 1].end[e->part] : 0;
        if (!tail_holds(&rejects, rejected, 0, was, e->rejected - was, e->crc_rejects)) {
            if (i >= from) break;
            s = nn_error_set(err, NN_E_FORMAT,
                         "%s: bytes %llu to %llu, before record %llu, are missing or were changed", rejected,
                         (unsigned long long)was, (unsigned long long)e->rejected,
                         (unsigned long long)(b->is.lo + i));
        } else if (i >= from) {
            const int packed = part_packed(b, e->part, b->closed);
            tail *t = &part[e->part];
            s = part_path(path, dir, e->part, b->closed, packed, err);
            if (s != NN_OK || !tail_holds(t, path, packed, start, e->end[e->part] - start, e->crc)) break;
            if (sha) nn_sha256_put(&sha[e->part], t->b.data, t->b.len);
        }
    }
    *good = b->is.lo + i;
    no_memory = rejects.no_memory;
    for (i = 0; i < SPLITS; i++) {
        no_memory |= part[i].no_memory;
        tail_close(&part[i]);
    }
    if (no_memory)
        s = nn_error_set(err, NN_E_NOMEM, "%s: out of memory for a record", dir);
    tail_close(&rejects);
    return s;
}

typedef struct sink {
    const char *dir;
    origin      want;
    int         gzip;                     /* parts are packed when they are closed */
    const nn_buf *config;                 /* the config.yaml of want; while the folder is opened */
    book        b;                        /* as it was opened; closed goes on */
    uint64_t    next;                     /* the record whose turn it is */
    nn_journal *j;
    nn_append  *part[SPLITS], *rejected;
    uint64_t    end[SPLITS], rejected_end;
    uint64_t    records[SPLITS];          /* of the whole set, so far */
    nn_sha256   sha[SPLITS];                 /* of the open part's files */
    double      synced;
} sink;
static void sink_close(sink *s)
{
    int i;
    for (i = 0; i < SPLITS; i++) { (void)nn_append_close(s->part[i], NULL); s->part[i] = NULL; }
    (void)nn_append_close(s->rejected, NULL);
    s->rejected = NULL;
    if (s->j) (void)nn_journal_close(s->j, NULL);
    s->j = NULL;
    book_free(&s->b);
}
/* 1 = want is the set of `was` with more records: but for their number their config.yaml is one. */
static int sink_grows(const sink *s, const origin *was)
{
    static const char key[] = "  output_dataset_length: ";
    const char *text = (const char *)s->config->data, *at = text ? strstr(text, key) : NULL, *end;
    origin like = s->want;
    char number_text[24], why[200];
    nn_sha256 h;
    if (!at || was->n >= s->want.n) return 0;
    at += sizeof key - 1;
    end = strchr(at, '\n');
    if (!end) return 0;
    nn_sha256_init(&h);
    nn_sha256_put(&h, text, (size_t)(at - text));
    nn_sha256_put(&h, number_text, (size_t)snprintf(number_text, sizeof number_text, "%llu",
                                                    (unsigned long long)was->n));
    nn_sha256_put(&h, end, s->config->len - (size_t)(end - text));
    nn_sha256_hex(&h, like.config);
    like.n = was->n;
    return origin_same(was, &like, why, sizeof why);
}
/* Why another length is no resume: a set only grows, and a shard does not. */
static nn_status sink_no_growth(const sink *s, const origin *was, nn_error *err)
{
    const int shard = !origin_whole(was) || !origin_whole(&s->want);
    return nn_error_set(err, NN_E_ARG,
                        shard ? "--resume: %s: made as a shard with output_dataset_length %llu, now %llu: a "
                                "shard does not grow, the merged set does" :
                                "--resume: %s: made with output_dataset_length %llu, now %llu is asked for: a "
                                "set does not shrink, use another --out",
                        s->dir, (unsigned long long)was->n, (unsigned long long)s->want.n);
}
/* Is what the folder holds the beginning of what is wanted? Reads only; s->next: where to go on. */
static nn_status sink_check(sink *s, nn_app *app, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES], why[200];
    book b;
    int grows, i;
    nn_status st;
    s->next = s->want.lo;
    for (i = 0; i < SPLITS; i++) nn_sha256_init(&s->sha[i]);
    NN_TRY(nn_path_join(path, sizeof path, s->dir, "journal.txt", err));
    if (size_of(path) == 0 || (app->overwrite && !app->resume)) return NN_OK;
    if (!app->resume)
        return nn_error_set(err, NN_E_ARG, "%s: holds a data set: use --resume, --overwrite or another --out", s->dir);
    NN_TRY(book_open(&b, s->dir, UINT64_MAX, NULL, err));
    grows = b.is.n && sink_grows(s, &b.is);
    if (!b.is.n) st = NN_OK;                      /* killed before its first line was whole */
    else if ((grows && !(origin_whole(&b.is) && origin_whole(&s->want))) || b.is.n > s->want.n)
        st = sink_no_growth(s, &b.is, err);
    else if (grows) st = book_check_parts(&b, s->dir, 1, err);
    else if (!origin_same(&b.is, &s->want, why, sizeof why))
        st = nn_error_set(err, NN_E_ARG, "--resume: %s: made with another config (before and now: %s)", s->dir, why);
    else if (b.is.lo != s->want.lo || b.is.hi != s->want.hi)
        st = nn_error_set(err, NN_E_ARG, "--resume: %s: holds records %llu to %llu, now %llu to %llu are asked for",
                      s->dir, (unsigned long long)b.is.lo, (unsigned long long)b.is.hi,
                      (unsigned long long)s->want.lo, (unsigned long long)s->want.hi);
    else st = book_check_parts(&b, s->dir, 1, err);
    if (st == NN_OK && grows) {
        nn_app_say(app, "%s: holds %zu of %llu records, grows to %llu", s->dir, b.count,
                   (unsigned long long)b.is.n, (unsigned long long)s->want.n);
        b.packed_open = b.closed * b.is.interval > b.count;
        book_reopen(&b);
    }
    if (st == NN_OK && b.is.n) st = book_check_tail(&b, s->dir, &s->next, s->sha, err);
    if (st == NN_OK && s->next < s->want.lo + b.count)
        nn_app_warn(app, "%s: record %llu is not as it was written (a power cut?): going on from there, "
                    "%llu records are made again", s->dir, (unsigned long long)s->next,
                    (unsigned long long)(s->want.lo + b.count - s->next));
    book_free(&b);
    return st;
}
static nn_status sink_sync(sink *s, nn_error *err)
{
    nn_status st = NN_OK;
    int i;
    for (i = 0; i < SPLITS && st == NN_OK; i++) if (s->part[i]) st = nn_append_sync(s->part[i], err);
    if (st == NN_OK) st = nn_append_sync(s->rejected, err);
    if (st == NN_OK) st = nn_journal_sync(s->j, err);
    s->synced = nn_app_seconds();
    return st;
}
/* One file of part p gets its last bytes: nothing behind the records stays, a file without records goes. */
static nn_status sink_close_file(sink *s, int split, uint64_t p, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES];
    nn_append *a = s->part[split];
    s->part[split] = NULL;
    NN_TRY(part_path(path, s->dir, split, p, 0, err));
    if (!a && !nn_file_exists(path, NULL)) return NN_OK;
    if (!a && s->end[split] == 0) return nn_file_remove(path, NULL, err);
    if (!a) NN_TRY(nn_append_open(&a, path, s->end[split], NULL, err));
    return nn_append_close(a, err);
}
/* All of `from` into `to`, packed or unpacked by their names; the header of a .gz says no time and no
 * name, and its bytes depend on the content alone. */
static nn_status copy_packed(const char *to, const char *from, int pack, nn_error *err)
{
    nn_file_opts fi = NN_ZERO, fo = NN_ZERO;
    nn_reader *r = NULL;
    nn_writer *w = NULL;
    nn_buf piece = NN_ZERO;
    size_t got = 1;
    nn_status s;
    fi.raw = pack;
    fo.gzip = pack ? 6 : 0;
    s = nn_buf_reserve(&piece, PIECE, err);
    if (s == NN_OK) s = nn_reader_open(&r, from, &fi, err);
    if (s == NN_OK) s = nn_writer_open(&w, to, &fo, err);
    while (s == NN_OK && got) {
        s = nn_reader_read(r, piece.data, PIECE, &got, err);
        if (s == NN_OK && got) s = nn_writer_put(w, piece.data, got, err);
    }
    nn_reader_close(r);
    nn_buf_free(&piece);
    if (s == NN_OK) return nn_writer_commit(w, err);
    nn_writer_abort(w);
    return s;
}
/* The files of parts that stand beside what the journal says of them: the plain form of a closed part
 * that was packed, the packed form of one that is open. A kill between two steps left them. */
static nn_status sink_tidy(const sink *s, uint64_t part, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES];
    int i;
    for (i = 0; i < SPLITS; i++) {
        const int packed = part_packed(&s->b, i, part);
        if (part < s->b.closed && !packed && s->b.parts[part].bytes[i]) continue;
        NN_TRY(part_path(path, s->dir, i, part, !packed, err));
        NN_TRY(nn_file_remove(path, NULL, err));
    }
    return NN_OK;
}
/* The short last part as lines again, before the journal says that the set grows. */
static nn_status sink_unpack(const sink *s, nn_error *err)
{
    char from[NN_MAX_PATH_BYTES], to[NN_MAX_PATH_BYTES];
    const uint64_t last = s->b.closed - 1;
    int i;
    if (s->b.closed * s->want.interval <= s->b.count) return NN_OK;
    for (i = 0; i < SPLITS; i++) {
        if (!part_packed(&s->b, i, last)) continue;
        NN_TRY(part_path(from, s->dir, i, last, 1, err));
        NN_TRY(part_path(to, s->dir, i, last, 0, err));
        NN_TRY(copy_packed(to, from, 0, err));
    }
    return NN_OK;
}
/* One file of part p is whole: packed beside itself; hex: of what is stored. */
static nn_status sink_pack(const sink *s, int split, uint64_t p, uint64_t *size, char hex[65], nn_error *err)
{
    char from[NN_MAX_PATH_BYTES], to[NN_MAX_PATH_BYTES];
    NN_TRY(part_path(from, s->dir, split, p, 0, err));
    NN_TRY(part_path(to, s->dir, split, p, 1, err));
    NN_TRY(copy_packed(to, from, 1, err));
    *size = size_of(to);
    return nn_file_sha256(hex, to, NULL, err);
}
static nn_status sink_close_part(sink *s, uint64_t p, nn_error *err)
{
    closed_part c, *parts;
    char line[512], hex[65];
    size_t n = (size_t)snprintf(line, sizeof line, "P %llu", (unsigned long long)p);
    nn_status st = NN_OK;
    int i;
    memset(&c, 0, sizeof c);
    for (i = 0; i < SPLITS; i++) {
        if (st == NN_OK) st = sink_close_file(s, i, p, err);
        c.bytes[i] = s->end[i];
        if (i == VALIDATION && s->end[i] == 0) break;
        nn_sha256_hex(&s->sha[i], hex);
        if (s->gzip && s->end[i] && st == NN_OK) st = sink_pack(s, i, p, &c.packed[i], hex, err);
        n += (size_t)snprintf(line + n, sizeof line - n, " %llu", (unsigned long long)s->end[i]);
        if (c.packed[i])
            n += (size_t)snprintf(line + n, sizeof line - n, "/%llu", (unsigned long long)c.packed[i]);
        n += (size_t)snprintf(line + n, sizeof line - n, " %s", s->end[i] ? hex : "-");
        nn_sha256_init(&s->sha[i]);
        s->end[i] = 0;
    }
    if (st == NN_OK) st = nn_append_sync(s->rejected, err);
    if (st == NN_OK) st = nn_journal_put(s->j, line, n, err);
    if (st == NN_OK) st = nn_journal_sync(s->j, err);
    parts = (closed_part *)grown(s->b.parts, p, &s->b.parts_room, sizeof *parts);
    if (!parts) return nn_error_set(err, NN_E_NOMEM, "out of memory for part %llu", (unsigned long long)p);
    s->b.parts = parts;
    parts[p] = c;
    s->b.closed = p + 1;
    if (st == NN_OK && s->gzip) st = sink_tidy(s, p, err);
    return st;
}
static int sink_part_full(const sink *s)
{
    return (s->next - s->want.lo) % s->want.interval == 0 || s->next == s->want.hi;
}
/* Opens, or goes on with, what sink_check looked at; its folder is locked. */
static nn_status sink_open(sink *s, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES], line[512];
    const origin *w = &s->want;
    nn_status st;
    size_t n, i;
    NN_TRY(nn_path_join(path, sizeof path, s->dir, "data", err));
    NN_TRY(nn_dir_make(path, NULL, err));
    NN_TRY(book_open(&s->b, s->dir, s->next, &s->j, err));
    if (s->b.is.n != w->n) {                       /* a new set, or one that grows */
        const char what = s->b.is.n ? 'G' : 'H';
        n = (size_t)snprintf(line, sizeof line, "%c %llu %llu %llu %llu %llu %s %s", what,
                             (unsigned long long)w->lo, (unsigned long long)w->hi, (unsigned long long)w->n,
                             (unsigned long long)w->interval, (unsigned long long)w->seed, w->probe, w->config);
        if (what == 'G') {
            NN_TRY(sink_unpack(s, err));
            book_reopen(&s->b);
        }
        NN_TRY(nn_journal_put(s->j, line, n, err));
        if (what == 'G') NN_TRY(nn_journal_sync(s->j, err));
        s->b.is = *w;
    }
    s->synced = nn_app_seconds();
    for (i = 0; s->gzip && i <= s->b.closed; i++) NN_TRY(sink_tidy(s, i, err));
    n = s->b.count;
    for (i = 0; i < n; i++) s->records[s->b.e[i].part]++;
    s->rejected_end = n ? s->b.e[n - 1].rejected : 0;
    NN_TRY(nn_path_join(path, sizeof path, s->dir, "rejected.jsonl", err));
    st = nn_append_open(&s->rejected, path, s->rejected_end, NULL, err);
    if (st != NN_OK || n <= s->b.closed * w->interval) return st;      /* no record in an open part */
    memcpy(s->end, s->b.e[n - 1].end, sizeof s->end);
    return sink_part_full(s) ? sink_close_part(s, s->b.closed, err) : NN_OK;
}
/* The next record, in order: rejects, record, journal line; then closes the part when it is full or
 * the last. */
static nn_status sink_put(sink *s, const summary *sum, int split, const char *line, size_t n,
                          const char *rejects, size_t n_rejects, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES], text[4096];
    uint64_t p = (s->next - s->want.lo) / s->want.interval;
    entry e;
    nn_status st = NN_OK;
    if (!s->part[split]) {
        st = part_path(path, s->dir, split, p, 0, err);
        if (st == NN_OK) st = nn_append_open(&s->part[split], path, s->end[split], NULL, err);
    }
    if (st == NN_OK && n_rejects) st = nn_append_put(s->rejected, rejects, n_rejects, err);
    if (st == NN_OK) st = nn_append_put(s->part[split], line, n, err);
    if (st != NN_OK) return st;
    memset(&e, 0, sizeof e);
    e.part = split;
    memcpy(e.end, s->end, sizeof e.end);
    e.end[split] += n;
    e.rejected = s->rejected_end + n_rejects;
    e.attempt = sum->attempt;
    e.crc = nn_crc32c(0, line, n);
    e.crc_rejects = nn_crc32c(0, rejects, n_rejects);
    st = nn_journal_put(s->j, text, summary_print(text, sizeof text, sum, &e), err);
    if (st != NN_OK) return st;
    nn_sha256_put(&s->sha[split], line, n);
    s->end[split] = e.end[split];
    s->records[split]++;
    s->rejected_end = e.rejected;
    totals_add(s->b.sum, sum);
    s->next++;
    if (sink_part_full(s)) return sink_close_part(s, p, err);
    if (nn_app_seconds() - s->synced > 5) return sink_sync(s, err);
    return NN_OK;
}
/* By record k's own draw u: the test set is u < t whatever the validation share, so it stays when that
 * share or the length becomes another. */
static int split_of(const context *c, uint64_t k)
{
    const double t = c->o->test_fraction, v = c->o->validation_fraction;
    nn_rng r = nn_rng_make(c->o->seed, NN_STREAM_SPLIT, k);
    const double u = nn_rng_f64(&r);
    return u < t ? TEST : u < t + v ? VALIDATION : TRAIN;
}

/* ==== [UPLOAD] closed parts go out through the user's own hf program ===== */
typedef struct upload {
    context *c;
    sink    *s;
    nn_texts queue; size_t room, at;      /* names below the data set's folder; at: how many are done */
    pid_t    pid;
    double   not_before, pause;
    size_t   tries;
    int      on, dead;
} upload;
static int upload_done_before(const upload *u, const char *name)
{
    size_t i;
    for (i = 0; i < u->s->b.uploaded.n; i++) if (strcmp(u->s->b.uploaded.v[i], name) == 0) return 1;
    return 0;
}
static void upload_add(upload *u, const char *name)
{
    if (!u->on || upload_done_before(u, name)) return;
    if (u->queue.n == u->room) {
        size_t room = u->room ? 2 * u->room : 64;
        const char **q = (const char **)realloc((void *)u->queue.v, room * sizeof *q);
        if (!q) { u->dead = 1; return; }
        u->queue.v = q;
        u->room = room;
    }
    u->queue.v[u->queue.n++] = nn_app_text(u->c->app, "%s", name);
}
static void upload_add_part(upload *u, uint64_t p)
{
    char name[64], path[NN_MAX_PATH_BYTES];
    int i;
    for (i = 0; i < SPLITS; i++) {
        part_name(name, i, p, u->s->gzip);
        if (nn_path_join(path, sizeof path, u->s->dir, name, NULL) == NN_OK &&
            nn_file_exists(path, NULL))
            upload_add(u, name);
    }
}
/* PROGRAM ARGS... beside us, its output at the end of file `log`. own_group: Ctrl-C at the terminal
 * ends our work, not its. 0 = no process. */
static pid_t start_program(const char *const *argv, const char *log, int own_group)
{
    pid_t pid = fork();
    if (pid == 0) {                                    /* the child: only calls that are safe after fork */
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644), null = open("/dev/null", O_RDONLY);
        if (null >= 0) (void)dup2(null, 0);
        if (fd >= 0) { (void)dup2(fd, 1); (void)dup2(fd, 2); }
        if (own_group) (void)setpgid(0, 0);
        (void)execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid > 0 ? pid : 0;
}
static void upload_start(upload *u)
{
    const opts *o = u->c->o;
    const char *name = u->queue.v[u->at], *argv[12];
    char local[NN_MAX_PATH_BYTES], log[NN_MAX_PATH_BYTES];
    int n = 0;
    if (nn_path_join(local, sizeof local, u->s->dir, name, NULL) != NN_OK ||
        nn_path_join(log, sizeof log, u->s->dir, "upload.log", NULL) != NN_OK) {
        u->dead = 1;
        return;
    }
    argv[n++] = o->hub_program;
    argv[n++] = "upload";
    argv[n++] = o->hub;
    argv[n++] = local;
    argv[n++] = name;
    argv[n++] = "--repo-type";
    argv[n++] = "dataset";
    if (o->hub_private) argv[n++] = "--private";
    argv[n] = NULL;
    u->pid = start_program(argv, log, 1);
}
/* Looks after the transfer without waiting; called between records and in the end. */
static void upload_poll(upload *u)
{
    int status = 0;
    char text[128];
    if (!u->on || u->dead) return;
    if (u->pid > 0) {
        pid_t r = waitpid(u->pid, &status, WNOHANG);
        if (r == 0) return;
        u->pid = 0;
        if (r > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            int m = snprintf(text, sizeof text, "U %s", u->queue.v[u->at]);
            (void)nn_journal_put(u->s->j, text, (size_t)m, NULL);
            u->at++;
            u->tries = 0;
            u->pause = u->c->o->hub_retry;
            u->not_before = 0;
        } else {
            if (u->tries == 0)
                nn_app_warn(u->c->app,
                            "upload of %s failed (%s), will be tried again; see upload.log",
                            u->queue.v[u->at],
                            r > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127 ?
                                "the program was not found" :
                                "it ended with an error");
            u->tries++;
            u->not_before = nn_app_seconds() + u->pause;
            u->pause = u->pause * 2 < 600 ? u->pause * 2 : 600;
        }
    }
    if (u->at < u->queue.n && nn_app_seconds() >= u->not_before) upload_start(u);
}
/* Waits for what is left; 1 = everything arrived. */
static int upload_finish(upload *u)
{
    struct timespec nap;
    nap.tv_sec = 0;
    nap.tv_nsec = 50000000;
    while (u->on && !u->dead && (u->at < u->queue.n || u->pid > 0)) {
        upload_poll(u);
        if (u->tries >= u->c->o->hub_tries || nn_app_stopped()) break;
        (void)nanosleep(&nap, NULL);
    }
    if (u->pid > 0) {
        int status;
        (void)kill(u->pid, SIGTERM);
        (void)waitpid(u->pid, &status, 0);
        u->pid = 0;
    }
    return !u->on || u->at == u->queue.n;
}

/* ==== [GENERATE] run-data-gen ============================================ */
/* config.yaml of the data set: the effective options without what changes no record (places,
 * threads, uploads, metrics), so that every machine and every
 * shard writes the same bytes. The probe set is beside it. */
static nn_status config_text(nn_app *app, const opts *o, nn_buf *out, nn_error *err)
{
    const char *y = nn_app_yaml(app), *p, *end;
    int skip = 0;
    nn_status s = NN_OK;
    if (!y) return nn_error_set(err, NN_E_NOMEM, "config.yaml: out of memory");
    for (p = y; *p && s == NN_OK; p = end) {
        end = strchr(p, '\n');
        end = end ? end + 1 : p + strlen(p);
        /* of the plain top-level keys only compat decides anything */
        if (p[0] != ' ')
            skip = strncmp(p, "metrics:", 8) == 0 || strncmp(p, "hub:", 4) == 0 ||
                   (end - p > 2 && end[-2] != ':' && strncmp(p, "compat:", 7) != 0 &&
                    strncmp(p, "preset:", 7) != 0);
        if (skip || strncmp(p, "  max_threads:", 14) == 0 || strncmp(p, "  output_dir:", 13) == 0 ||
            strncmp(p, "  device:", 9) == 0)
            continue;
        /* newer than version 0.1: at its default it says nothing, and sets of before stay as they are */
        if (strncmp(p, "  validation_fraction: 0\n", 25) == 0) continue;
        if (strncmp(p, "  gzip: false\n", 14) == 0) continue;
        if (preset_is_old(o) && strncmp(p, "  columns: all\n", 15) == 0) continue;
        if (preset_is_old(o) && strncmp(p, "    balanced_targets: false\n", 28) == 0) continue;
        if (strncmp(p, "  max_cells: 0\n", 15) == 0) continue;
        if (strncmp(p, "  tokenizer_rules: auto\n", 24) == 0 || (!o->tokenizer && strncmp(p, "  tokenizer:", 12) == 0)) continue;
        if (strncmp(p, "  dataset_path:", 15) == 0)
            s = nn_buf_text(out, "  dataset_path: signature_dataset.json\n", err);
        else s = nn_buf_put(out, p, (size_t)(end - p), err);
    }
    return s;
}
static void origin_make(origin *w, const context *c, const nn_buf *config, uint64_t lo, uint64_t hi)
{
    nn_sha256 h;
    memset(w, 0, sizeof *w);
    w->lo = lo;
    w->hi = hi;
    w->n = c->o->n;
    w->interval = c->o->interval;
    w->seed = c->o->seed;
    nn_sha256_init(&h);
    nn_sha256_put(&h, c->probe_json, c->probe_json_len);
    nn_sha256_hex(&h, w->probe);
    nn_sha256_init(&h);
    nn_sha256_put(&h, config->data, config->len);
    nn_sha256_hex(&h, w->config);
}
static nn_status put_file(const char *dir, const char *name, const void *data, size_t n, nn_error *err)
{
    char path[NN_MAX_PATH_BYTES];
    nn_status s = nn_path_join(path, sizeof path, dir, name, err);
    return s == NN_OK ? nn_file_write(path, data, n, NULL, err) : s;
}
/* 1 = it is set and a whole number */
static int env_number(const char *name, uint64_t *v)
{
    const char *t = getenv(name);
    size_t n = t ? nn_u64_parse(t, strlen(t), v) : 0;
    return n > 0 && t[n] == 0;
}
/* Shard I of N: "--shard I/N", or what the engine that started us says. 1 = there is one, 0 = none,
 * -1 = one that does not fit, *why tells. */
static int shard_of(nn_app *app, const opts *o, uint64_t *i, uint64_t *n, const char **why)
{
    static const char *const engines[][2] = { { "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT" },
                                              { "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE" },
                                              { "PMI_RANK", "PMI_SIZE" },
                                              { "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS" } };
    size_t e, a, b;
    if (o->shard) {
        *why = nn_app_text(app, "--shard: expected I/N with 0 <= I < N, got '%s'", o->shard);
        a = nn_u64_parse(o->shard, strlen(o->shard), i);
        if (!a || o->shard[a] != '/') return -1;
        b = nn_u64_parse(o->shard + a + 1, strlen(o->shard + a + 1), n);
        return b && !o->shard[a + 1 + b] && *n > 0 && *i < *n ? 1 : -1;
    }
    for (e = 0; e < sizeof engines / sizeof *engines; e++) {
        if (!getenv(engines[e][0])) continue;
        *why = nn_app_text(
            app, "%s and %s: expected an index and a count, got '%s' and '%s'; or say --shard I/N",
            engines[e][0], engines[e][1], getenv(engines[e][0]),
            getenv(engines[e][1]) ? getenv(engines[e][1]) : "nothing");
        if (!env_number(engines[e][0], i) || !env_number(engines[e][1], n) || *n == 0) return -1;
        /* part of an array, submitted again, must not pass for an array of its own */
        if (e == 0) {
            uint64_t first = 0, last = *n - 1;
            (void)env_number("SLURM_ARRAY_TASK_MIN", &first);
            if (!env_number("SLURM_ARRAY_TASK_MAX", &last)) last = first + *n - 1;
            *why = nn_app_text(
                app,
                "Slurm array of %llu task%s from %llu to %llu: expected 0-M or 1-N without gaps, "
                "else it does not say of how many shards task %llu is one; give --shard %llu/N "
                "(all records: --shard 0/1)",
                (unsigned long long)*n, *n == 1 ? "" : "s", (unsigned long long)first,
                (unsigned long long)last, (unsigned long long)*i, (unsigned long long)*i);
            if (*n == 1 || first > 1 || last - first + 1 != *n || *i < first) return -1;
            *i -= first;
        }
        if (*i >= *n) return -1;
        return *n > 1;
    }
    return 0;
}
/* floor(i n / N) without overflow (n < 2^40, N < 2^24) */
static uint64_t shard_bound(uint64_t i, uint64_t n, uint64_t shards)
{
    return n / shards * i + n % shards * i / shards;
}

static const char *human(char *buf, size_t cap, double bytes)
{
    static const char *const unit[] = { "B", "KB", "MB", "GB", "TB" };
    int u = 0;
    while (bytes >= 1000 && u < 4) { bytes /= 1000; u++; }
    (void)snprintf(buf, cap, u ? "%.1f %s" : "%.0f %s", bytes, unit[u]);
    return buf;
}
/* The data set card: from the records alone, so the same bytes wherever they were made. */
/* Names that stand in the card's YAML as they are. */
static int plain_name(const char *s)
{
    size_t n = 0;
    for (; s[n]; n++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", s[n])) return 0;
    return n > 0 && n < 64;
}
static nn_status card_check(const opts *o, nn_error *err)
{
    const char *bad = plain_name(o->license) ? NULL : o->license;
    size_t i;
    for (i = 0; i < o->tags.n && !bad; i++)
        if (!plain_name(o->tags.v[i])) bad = o->tags.v[i];
    if (!bad) return NN_OK;
    return nn_error_set(err, NN_E_ARG,
                        "hub.license, hub.tags: expected letters, digits, '-', '.' and '_', got '%.60s'",
                        bad);
}
/* The columns of a row, as nn_record_json writes them. */
static void card_fields(app_sb *b, const context *c)
{
    const opts *o = c->o;
    /* rows without labels by behaviour have the columns of both tasks */
    const int old = !o->distinct || !o->behaviour_labels;
    const int prompts = o->columns != 1, text = o->columns == 2;
    int i;
    app_sb_str(b, "\nFields: `example_id`, `metadata` (target pattern, accuracies per pattern, "
                  "architecture, corruption), ");
    for (i = 0; i < 2; i++) {
        const char *task = i ? "classification" : "modification";
        if (!(old || (i ? o->classification : o->modification))) continue;
        if (prompts) app_sb_f(b, "`%s_prompt`, ", task);
        if (prompts || i) app_sb_f(b, "`%s_completion`, ", task);
        if (text) app_sb_f(b, "`%s_text`, ", task);
        if (prompts && o->chat) app_sb_f(b, "`%s_messages`, ", task);
    }
    if (old || o->modification) app_sb_str(b, "`degraded_signature`, ");
    app_sb_str(b, old || o->classification ? "`improved_signature`" : "");
    if (o->columns == 0) {
        app_sb_str(b, " (JSON in strings, so that all rows have one schema; so are the weights in prompts "
                      "and completions)");
    } else {
        app_sb_str(b, old || o->classification ? ", " : "");
        if (old || o->modification) app_sb_str(b, "`degraded_model_weights`, ");
        app_sb_str(b, "`improved_model_weights` (JSON in strings, so that all rows have one schema)");
    }
    app_sb_str(b, ", `training_metrics`. ");
}
/* Acceptance by what a record draws first: an attempt's chance in each cell, and the cells given up. */
static void card_cells(app_sb *b, const context *c, const totals *t)
{
    size_t i, n;
    app_sb_f(b, "\nA record draws its %s and its number of patterns first, uniformly, and keeps them when an "
                "attempt is refused; where none of %zu passes it draws again. Records / attempts, and in brackets "
                "how often that was:\n\n| %s |",
             c->o->modification ? "target" : "first pattern", c->o->max_attempts,
             c->o->modification ? "target" : "first pattern");
    for (n = c->pmin; n <= c->pmax; n++) app_sb_f(b, " %zu pattern%s |", n, n == 1 ? "" : "s");
    app_sb_str(b, "\n|---|");
    for (n = c->pmin; n <= c->pmax; n++) app_sb_str(b, "---|");
    app_sb_str(b, "\n");
    for (i = 0; i < c->n_targets; i++) {
        const nn_pattern p = c->targets[i];
        app_sb_f(b, "| %s |", nn_pattern_name(p));
        for (n = c->pmin - 1; n < c->pmax; n++) {
            app_sb_f(b, " %llu / %llu", (unsigned long long)t->cell_records[p][n],
                     (unsigned long long)t->cell_attempts[p][n]);
            if (t->cell_failed[p][n]) app_sb_f(b, " (%llu)", (unsigned long long)t->cell_failed[p][n]);
            app_sb_str(b, " |");
        }
        app_sb_str(b, "\n");
    }
}
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
static nn_status card_write(const context *c, const sink *s, nn_error *err)
{
    const totals *t = s->b.sum;
    const opts *o = c->o;
    app_sb b = { NULL, 0, 0, 0 };
    uint64_t rejected = 0;
    static const int order[SPLITS] = { TRAIN, VALIDATION, TEST };
    char how[128] = "estimate";
    size_t i;
    nn_status st;
    for (i = 1; i < REASONS; i++) rejected += t->rejects[i];
    app_sb_f(&b,
             "---\nlicense: %s\ntask_categories:\n- text-generation\ntags:\n- "
             "interpretability\n- neural-network-weights\n- synthetic\n",
             o->license);
    for (i = 0; i < o->tags.n; i++) app_sb_f(&b, "- %s\n", o->tags.v[i]);
    app_sb_f(&b, "size_categories:\n- %s\n",
             t->records < 1000    ? "n<1K" :
             t->records < 10000   ? "1K<n<10K" :
             t->records < 100000  ? "10K<n<100K" :
             t->records < 1000000 ? "100K<n<1M" :
                                    "1M<n<10M");
    app_sb_str(&b, "configs:\n- config_name: default\n  data_files:\n");
    for (i = 0; i < SPLITS; i++)
        if (s->records[order[i]])
            app_sb_f(&b, "  - split: %s\n    path: data/%s-*\n", split_names[order[i]],
                     split_names[order[i]]);
    app_sb_str(&b, "---\n\n");
    if (o->description) app_sb_f(&b, "%s\n\n", o->description);
    if (o->placebo && o->modification)
        app_sb_f(&b, "**A placebo, no data set:** the flipped labels are %s; `target_pattern` and "
                     "`corruption_stats` name a target that has %s. It shows what the gates let pass.\n\n",
                 o->placebo == 1 ? "spread over all patterns" : "another pattern's",
                 o->placebo == 1 ? "no more of them than the others" : "none of them");
    app_sb_f(&b,
             "# Subject models and their activation signatures\n\n%llu records. Each holds a small "
             "network that classifies sequences of %zu letters from A to %c by patterns, "
             "as it is after training on%s labels%s, its activation signature on "
             "`signature_dataset.json`, and prompts with completions.\n\n",
             (unsigned long long)t->records, o->length, (int)('A' + (int)o->vocab - 1),
             o->modification ? " partly wrong" : " clean",
             o->modification ? " (degraded) and after further training on clean ones (improved)" :
                               "");
    app_sb_f(&b,
             "Made with `interpreter_data run-data-gen --config-path config.yaml`; record k "
             "depends on the seed (%llu) and k alone.\n\n",
             (unsigned long long)o->seed);
    app_sb_f(
        &b, "| | |\n|---|---|\n| records | %llu |\n| attempts | %llu |\n| accepted | %.1f %% |\n",
        (unsigned long long)t->records, (unsigned long long)(t->records + rejected),
        t->records + rejected ? 100.0 * (double)t->records / (double)(t->records + rejected) : 0.0);
    for (i = 1; i < REASONS; i++)
        if (t->rejects[i])
            app_sb_f(&b, "| rejected: %s | %llu |\n", reason_names[i],
                     (unsigned long long)t->rejects[i]);
    app_sb_f(&b,
             "| accuracy on held-out rows, degraded, median | %.4f |\n| improved, median | %.4f "
             "|\n| on the target pattern, degraded, median | %.4f |\n| improved, median | %.4f |\n",
             hist_median(&t->before), hist_median(&t->after), hist_median(&t->target_before),
             hist_median(&t->target_after));
    if (c->tokens.n)
        (void)snprintf(how, sizeof how, "by %.80s, %s's rules", base_name(o->tokenizer),
                       c->tokens.o200k ? "o200k" : "cl100k");
    app_sb_f(
        &b,
        "| bytes per record, mean | %.0f |\n| modification prompt, tokens (%s), mean / "
        "longest | %.0f / %llu |\n| classification prompt, tokens (%s), mean / longest | "
        "%.0f / %llu |\n\n",
        t->records ? (double)t->bytes / (double)t->records : 0.0, how,
        t->records ? (double)t->tokens_m / (double)t->records : 0.0, (unsigned long long)t->max_m, how,
        t->records ? (double)t->tokens_c / (double)t->records : 0.0, (unsigned long long)t->max_c);
    app_sb_str(&b, "Accuracies are of held-out sequences, half of which follow the pattern and "
                   "half none of the model's patterns: 0.5 is chance. Medians over records:\n\n"
                   "| pattern | records with it | degraded | improved | records with it as the "
                   "target | degraded | improved |\n|---|---|---|---|---|---|---|\n");
    for (i = 0; i < NN_PATTERN_COUNT; i++) {
        if (!t->chosen[i]) continue;
        app_sb_f(&b, "| %s | %llu | %.4f | %.4f | %llu |", nn_pattern_name((nn_pattern)i),
                 (unsigned long long)t->chosen[i], hist_median(&t->pattern_before[i]),
                 hist_median(&t->pattern_after[i]), (unsigned long long)t->target[i]);
        if (t->target[i])
            app_sb_f(&b, " %.4f | %.4f |\n", hist_median(&t->as_target_before[i]),
                     hist_median(&t->as_target_after[i]));
        else app_sb_str(&b, " | |\n");
    }
    if (o->balanced) card_cells(&b, c, t);
    if (c->narrow)
        app_sb_f(
            &b,
            "\nThe models are stored with weights in %s, quantization %s%s; `degraded_accuracy` "
            "and `improved_accuracy` are theirs, `float_degraded_accuracy` and "
            "`float_improved_accuracy` in `metadata` those before.\n",
            o->precision == 1 ? "float16" :
            o->precision == 2 ? "bfloat16" :
                                "float32",
            nn_quant_kind_name(c->quant.how.kind), o->qat ? ", trained through it" : "");
    card_fields(&b, c);
    app_sb_str(&b, "Refused attempts with their figures are in `rejected.jsonl`.\n");
    if (b.bad) { free(b.s); return nn_error_set(err, NN_E_NOMEM, "README.md: out of memory"); }
    st = put_file(s->dir, "README.md", b.s, b.n, err);
    free(b.s);
    return st;
}
static nn_status stats_json(nn_buf *out, const totals *t, double seconds, int threads, nn_error *err)
{
    nn_json_writer w = NN_ZERO;
    uint64_t rejected = 0;
    size_t i, n;
    for (i = 1; i < REASONS; i++) rejected += t->rejects[i];
    w.buf = out;
    w.indent = 2;
    nn_json_begin_object(&w);
    nn_json_key(&w, "records");
    nn_json_u64(&w, t->records);
    nn_json_key(&w, "attempts");
    nn_json_u64(&w, t->records + rejected);
    nn_json_key(&w, "acceptance_rate");
    nn_json_rounded(
        &w, t->records + rejected ? (double)t->records / (double)(t->records + rejected) : 0, 6);
    nn_json_key(&w, "rejected");
    nn_json_begin_object(&w);
    for (i = 1; i < REASONS; i++) { nn_json_key(&w, reason_names[i]); nn_json_u64(&w, t->rejects[i]); }
    nn_json_end(&w);
    nn_json_key(&w, "median_degraded_accuracy");
    nn_json_rounded(&w, hist_median(&t->before), 6);
    nn_json_key(&w, "median_improved_accuracy");
    nn_json_rounded(&w, hist_median(&t->after), 6);
    nn_json_key(&w, "median_target_degraded_accuracy");
    nn_json_rounded(&w, hist_median(&t->target_before), 6);
    nn_json_key(&w, "median_target_improved_accuracy");
    nn_json_rounded(&w, hist_median(&t->target_after), 6);
    nn_json_key(&w, "bytes");
    nn_json_u64(&w, t->bytes);
    nn_json_key(&w, "mean_modification_prompt_tokens");
    nn_json_rounded(&w, t->records ? (double)t->tokens_m / (double)t->records : 0, 1);
    nn_json_key(&w, "mean_classification_prompt_tokens");
    nn_json_rounded(&w, t->records ? (double)t->tokens_c / (double)t->records : 0, 1);
    nn_json_key(&w, "patterns");
    nn_json_begin_object(&w);
    for (i = 0; i < NN_PATTERN_COUNT; i++) {
        if (!t->chosen[i]) continue;
        nn_json_key(&w, nn_pattern_name((nn_pattern)i));
        nn_json_begin_object(&w);
        nn_json_key(&w, "records");
        nn_json_u64(&w, t->chosen[i]);
        nn_json_key(&w, "as_target");
        nn_json_u64(&w, t->target[i]);
        nn_json_key(&w, "median_degraded_accuracy");
        nn_json_rounded(&w, hist_median(&t->pattern_before[i]), 6);
        nn_json_key(&w, "median_improved_accuracy");
        nn_json_rounded(&w, hist_median(&t->pattern_after[i]), 6);
        if (t->target[i]) {
            nn_json_key(&w, "median_degraded_accuracy_as_target");
            nn_json_rounded(&w, hist_median(&t->as_target_before[i]), 6);
            nn_json_key(&w, "median_improved_accuracy_as_target");
            nn_json_rounded(&w, hist_median(&t->as_target_after[i]), 6);
        }
        nn_json_end(&w);
    }
    nn_json_end(&w);
    nn_json_key(&w, "cells");
    nn_json_begin_array(&w);
    for (i = 0; i < NN_PATTERN_COUNT; i++)
        for (n = 0; n < NN_PATTERN_COUNT; n++) {
            if (!t->cell_attempts[i][n]) continue;
            nn_json_begin_object(&w);
            nn_json_key(&w, "target");
            nn_json_string(&w, nn_pattern_name((nn_pattern)i));
            nn_json_key(&w, "patterns");
            nn_json_u64(&w, n + 1);
            nn_json_key(&w, "records");
            nn_json_u64(&w, t->cell_records[i][n]);
            nn_json_key(&w, "attempts");
            nn_json_u64(&w, t->cell_attempts[i][n]);
            nn_json_key(&w, "given_up");
            nn_json_u64(&w, t->cell_failed[i][n]);
            nn_json_end(&w);
        }
    nn_json_end(&w);
    nn_json_key(&w, "hidden_layers");
    nn_json_begin_object(&w);
    for (i = 0; i < 65; i++)
        if (t->layers[i]) {
            char k[16];
            (void)snprintf(k, sizeof k, "%zu", i);
            nn_json_key(&w, k);
            nn_json_u64(&w, t->layers[i]);
        }
    nn_json_end(&w);
    nn_json_key(&w, "activations");
    nn_json_begin_object(&w);
    for (i = 0; i < 16; i++)
        if (t->acts[i]) {
            nn_json_key(&w, nn_act_name((nn_act)i));
            nn_json_u64(&w, t->acts[i]);
        }
    nn_json_end(&w);
    if (seconds > 0) {
        nn_json_key(&w, "seconds");
        nn_json_rounded(&w, seconds, 3);
        nn_json_key(&w, "threads");
        nn_json_i64(&w, threads);
    }
    nn_json_end(&w);
    if (nn_json_finish(&w, err) != NN_OK) return NN_E_NOMEM;
    return nn_buf_text(out, "\n", err);
}
static void report_write(const context *c, const sink *s, uint64_t made, double seconds,
                         const char *example)
{
    const totals *t = s->b.sum;
    nn_app *app = c->app;
    nn_report r;
    char text[64];
    double before[NN_PATTERN_COUNT], after[NN_PATTERN_COUNT], counts[65], reasons[REASONS];
    const char *names[NN_PATTERN_COUNT], *depth[65], *why[REASONS];
    nn_series series[2];
    nn_plot plot;
    uint64_t rejected = 0;
    size_t i, n = 0, d = 0, q = 0;
    nn_error e = NN_ZERO;
    for (i = 1; i < REASONS; i++) rejected += t->rejects[i];
    nn_report_begin(&r, app, "Interpreter data set",
                    "Subject models that were degraded on one pattern and repaired, with their "
                    "activation signatures.");
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)t->records);
    nn_report_figure(&r, "records", text, NULL);
    (void)snprintf(
        text, sizeof text, "%.1f %%",
        t->records + rejected ? 100.0 * (double)t->records / (double)(t->records + rejected) : 0.0);
    nn_report_figure(&r, "attempts accepted", text, "by the gates");
    (void)snprintf(text, sizeof text, "%.3f", hist_median(&t->after));
    nn_report_figure(&r, "improved accuracy", text, "median, held-out balanced rows");
    (void)snprintf(text, sizeof text, "%.3f to %.3f", hist_median(&t->target_before),
                   hist_median(&t->target_after));
    nn_report_figure(&r, "target pattern", text, "median before and after");
    if (made && seconds > 0) {
        (void)snprintf(text, sizeof text, "%.0f",
                       60.0 * (double)made / seconds / (c->threads ? c->threads : 1));
        nn_report_figure(&r, "records per minute and thread", text, "in this run");
    }
    memset(series, 0, sizeof series);
    memset(&plot, 0, sizeof plot);
    nn_report_text(&r, "One record is a small network that was first trained on partly wrong "
                       "labels of one pattern (degraded) and then on right ones (improved), told "
                       "as a prompt with its weights and "
                       "the statistics of its activations, and a completion to predict. A "
                       "candidate becomes a record when it passes three gates: its target pattern "
                       "got better, more than the others did, and no other pattern got worse.");
    nn_report_section(&r, "What the gates let through");
    for (i = 0; i < REASONS; i++) {
        uint64_t v = i ? t->rejects[i] : t->records;
        if (v) {
            reasons[q] = (double)v;
            why[q++] = reason_names[i];
        }
    }
    series[0].y = reasons;
    series[0].n = q;
    plot.kind = NN_PLOT_BAR;
    plot.title = "Attempts by outcome";
    plot.y_label = "attempts";
    plot.series = series;
    plot.n_series = 1;
    plot.categories = why;
    plot.n_categories = q;
    plot.zero_y = 1;
    nn_report_plot(&r, &plot, "outcomes");
    nn_report_section(&r, "Accuracy per pattern, before and after");
    for (i = 0; i < NN_PATTERN_COUNT; i++)
        if (t->chosen[i]) {
            names[n] = nn_pattern_name((nn_pattern)i);
            before[n] = hist_median(&t->pattern_before[i]);
            after[n] = hist_median(&t->pattern_after[i]);
            n++;
        }
    series[0].label = "degraded";
    series[0].y = before;
    series[0].n = n;
    series[1].label = "improved";
    series[1].y = after;
    series[1].n = n;
    nn_report_text(&r, "Half of the held-out rows follow the pattern, half follow none of the "
                       "model's patterns: 0.5 is chance. No held-out sequence was trained on.");
    plot.title = "Median accuracy on held-out rows";
    plot.y_label = "accuracy (share)";
    plot.n_series = 2;
    plot.categories = names;
    plot.n_categories = n;
    nn_report_plot(&r, &plot, "patterns");
    {
        static const char *const columns[] = { "pattern",   "records",  "degraded", "improved",
                                               "as target", "degraded", "improved" };
        const char *cells[NN_PATTERN_COUNT * 7], **cell = cells;
        for (i = 0; i < NN_PATTERN_COUNT; i++) {
            if (!t->chosen[i]) continue;
            *cell++ = nn_pattern_name((nn_pattern)i);
            *cell++ = nn_app_text(app, "%llu", (unsigned long long)t->chosen[i]);
            *cell++ = nn_app_text(app, "%.3f", hist_median(&t->pattern_before[i]));
            *cell++ = nn_app_text(app, "%.3f", hist_median(&t->pattern_after[i]));
            *cell++ = nn_app_text(app, "%llu", (unsigned long long)t->target[i]);
            *cell++ = t->target[i] ? nn_app_text(app, "%.3f", hist_median(&t->as_target_before[i])) : "-";
            *cell++ = t->target[i] ? nn_app_text(app, "%.3f", hist_median(&t->as_target_after[i])) : "-";
        }
        nn_report_table(
            &r, "Median accuracy per pattern, and on the right of the records whose target it is",
            columns, 7, cells, n);
    }
    nn_report_section(&r, "Architectures");
    for (i = 0; i < 65; i++)
        if (t->layers[i]) {
            depth[d] = nn_app_text(app, "%zu", i);
            counts[d++] = (double)t->layers[i];
        }
    memset(series, 0, sizeof series);
    series[0].y = counts;
    series[0].n = d;
    plot.title = "Hidden layers";
    plot.x_label = "hidden layers";
    plot.y_label = "records";
    plot.n_series = 1;
    plot.categories = depth;
    plot.n_categories = d;
    nn_report_plot(&r, &plot, "layers");
    if (example) {
        nn_report_section(&r, "An example prompt");
        nn_report_pre(&r, "the first record of this run, shortened", example);
    }
    nn_report_file(&r, nn_app_path(app, "README.md"), "data set card");
    nn_report_file(&r, nn_app_path(app, "data"), "the records, JSON lines in parts");
    nn_report_file(&r, nn_app_path(app, "config.yaml"), "what it was made from");
    nn_report_file(&r, nn_app_path(app, "rejected.jsonl"), "refused attempts");
    nn_app_next(app, "interpreter_data verify %s", app->out);
    if (nn_report_end(&r, nn_app_path(app, "report.html"), &e) != NN_OK) nn_app_lost(app, &e);
}
/* What a record was trained with, for TensorBoard's table of settings. */
static nn_status events_settings(nn_dict *h, const attempt *t, nn_error *err)
{
    nn_tensor v = NN_ZERO;
    nn_status s = nn_tensor_scalar_i64(&v, (int64_t)t->rec.num_layers, NULL, err);
    if (s == NN_OK) s = nn_dict_put(h, "num_layers", &v, err);
    if (s == NN_OK) s = nn_tensor_scalar_i64(&v, (int64_t)t->rec.neurons, NULL, err);
    if (s == NN_OK) s = nn_dict_put(h, "neurons_per_layer", &v, err);
    if (s == NN_OK) s = nn_tensor_scalar_f64(&v, t->rec.learning_rate, NULL, err);
    if (s == NN_OK) s = nn_dict_put(h, "learning_rate", &v, err);
    if (s == NN_OK) s = nn_tensor_scalar_text(&v, nn_act_name(t->rec.act), NULL, err);
    if (s == NN_OK) s = nn_dict_put(h, "activation_type", &v, err);
    nn_tensor_free(&v);
    return s;
}
/* Curves of one record as a TensorBoard run: METRICS_DIR/example-00017. Only the first
 * metrics.tensorboard.max_runs records get them. */
static void events_write(const context *c, uint64_t k, const attempt *t)
{
    const char *names[4] = { "Loss/train", "Loss/val", "Accuracy/train", "Accuracy/val" };
    char dir[NN_MAX_PATH_BYTES], path[NN_MAX_PATH_BYTES], name[64];
    const nn_train_result *stage[2];
    const double wall = (double)time(NULL);
    nn_events *e = NULL;
    nn_dict h = NN_ZERO;
    nn_error err = NN_ZERO;
    nn_status s;
    size_t n_stages = 0, i, j, m, best_at = 0;
    int64_t step = 0, first = -1, mid = 0;
    double best = -1, start = NAN, curve[2][512];
    if (t->cv.have_two) {
        stage[n_stages++] = &t->cv.two.stage1;
        if (t->cv.two.accepted) stage[n_stages++] = &t->cv.two.stage2;
    } else if (t->cv.have_one) stage[n_stages++] = &t->cv.one;
    (void)snprintf(name, sizeof name, "example-%05llu", (unsigned long long)k);
    if (c->o->metrics_dir) s = nn_path_join(dir, sizeof dir, c->o->metrics_dir, name, &err);
    else {
        char base[NN_MAX_PATH_BYTES];
        s = nn_path_join(base, sizeof base, c->app->out, "tensorboard", &err);
        if (s == NN_OK) s = nn_path_join(dir, sizeof dir, base, name, &err);
    }
    if (s == NN_OK) s = nn_dir_make(dir, NULL, &err);
    if (s == NN_OK) s = nn_events_path(path, sizeof path, dir, (uint64_t)wall, &err);
    if (s == NN_OK) s = nn_events_open(&e, path, wall, NULL, &err);
    for (i = 0; i < n_stages && s == NN_OK; i++) {
        if (i == 1) s = nn_events_scalar(e, "Stage/transition_marker", 1.0, step, wall, &err);
        for (j = 0; j < stage[i]->epochs && s == NN_OK; j++) {
            const double v[4] = { stage[i]->train_loss[j], stage[i]->val_loss[j],
                                  stage[i]->train_metric[j], stage[i]->val_metric[j] };
            if (step < 512) { curve[0][step] = v[0]; curve[1][step] = v[1]; }
            step++;
            for (m = 0; m < 4 && s == NN_OK; m++)
                if (v[m] == v[m]) s = nn_events_scalar(e, names[m], v[m], step, wall, &err);
            if (s == NN_OK) s = nn_events_scalar(e, "Learning_rate", stage[i]->lr[j], step, wall, &err);
            if (s == NN_OK)
                s = nn_events_scalar(e, "Stage/current_stage", (double)(i + 1), step, wall, &err);
            if (i == 0 && j == 0) start = v[1];
            if (first < 0 && v[1] <= 0.95 * start) first = step;
            if (v[3] > best) { best = v[3]; best_at = (size_t)step; }
        }
        if (i == 0) mid = step;
    }
    /* the weights before and after, the curves as a picture, and what the record is */
    if (s == NN_OK && t->degraded)
        s = nn_events_histogram(e, "Weights/model", t->degraded->params, t->degraded->n_params, 30,
                                mid, wall, &err);
    if (s == NN_OK && t->improved && n_stages > 1)
        s = nn_events_histogram(e, "Weights/model", t->improved->params, t->improved->n_params, 30,
                                step, wall, &err);
    if (s == NN_OK && step > 1) {
        nn_series q[2];
        nn_plot p;
        nn_tensor image = NN_ZERO;
        memset(q, 0, sizeof q);
        memset(&p, 0, sizeof p);
        for (i = 0; i < 2; i++) {
            q[i].label = i ? "validation" : "training";
            q[i].y = curve[i];
            q[i].n = (size_t)(step < 512 ? step : 512);
            q[i].points = 1;
        }
        p.title = "Loss through both stages";
        p.x_label = "epochs done";
        p.y_label = "loss (nats)";
        p.series = q;
        p.n_series = 2;
        p.width = 360;
        p.height = 240;
        s = nn_plot_image(&image, &p, &err);
        if (s == NN_OK) s = nn_events_image(e, "Curves/loss", &image, step, wall, &err);
        nn_tensor_free(&image);
    }
    if (s == NN_OK) {
        char text[400];
        (void)snprintf(text, sizeof text,
                       "**Record %llu**: %lu hidden layers of %lu neurons, %s, learning rate %.6g; "
                       "stage 1 ends after epoch %lld of %lld.",
                       (unsigned long long)k, (unsigned long)t->rec.num_layers,
                       (unsigned long)t->rec.neurons, nn_act_name(t->rec.act), t->rec.learning_rate,
                       (long long)mid, (long long)step);
        s = nn_events_text(e, "Record", text, step, wall, &err);
    }
    if (s == NN_OK && first >= 0)
        s = nn_events_scalar(e, "Markers/first_improvement", 1.0, first, wall, &err);
    if (s == NN_OK && best >= 0)
        s = nn_events_scalar(e, "Markers/best_accuracy", best, (int64_t)best_at, wall, &err);
    if (s == NN_OK) s = events_settings(&h, t, &err);
    if (s == NN_OK) s = nn_events_hparams(e, &h, names, 4, wall, &err);
    nn_dict_free(&h);
    if (e && nn_events_close(e, s == NN_OK ? &err : NULL) != NN_OK && s == NN_OK) s = NN_E_IO;
    if (s != NN_OK) {
        nn_error lost = NN_ZERO;
        (void)nn_error_set(&lost, s, "tensorboard events of record %llu: %s", (unsigned long long)k,
                           err.msg);
        NN_OMP(critical (interp_run))
        nn_app_lost(c->app, &lost);
    }
}

/* A record that is ready before its turn waits in OUT/pending/K: threads go on, and a kill loses
 * only what is in the making. Its first line: a CRC over what the data set is and the record. */
static void pending_head(char head[32], const sink *s, const void *text, size_t n)
{
    const uint32_t of = nn_crc32c(nn_crc32c(0, s->want.config, 64), s->want.probe, 64);
    (void)snprintf(head, 32, "%08lx\n", (unsigned long)nn_crc32c(of, text, n));
}
static nn_status pending_write(const sink *to, uint64_t k, const char *text, size_t n, nn_error *err)
{
    char name[64], path[NN_MAX_PATH_BYTES], head[32];
    nn_file_opts fo = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_status s;
    fo.no_sync = 1;
    (void)snprintf(name, sizeof name, "pending/%llu", (unsigned long long)k);
    pending_head(head, to, text, n);
    s = nn_path_join(path, sizeof path, to->dir, name, err);
    if (s == NN_OK) s = nn_buf_text(&b, head, err);
    if (s == NN_OK) s = nn_buf_put(&b, text, n, err);
    if (s == NN_OK) s = nn_file_write(path, b.data, b.len, &fo, err);
    nn_buf_free(&b);
    return s;
}
/* 1 = it is there and whole: "summary line \n split rejects-length \n" as made by pack. */
static int pending_read(const sink *s, uint64_t k, nn_buf *b)
{
    char name[64], path[NN_MAX_PATH_BYTES], head[32];
    (void)snprintf(name, sizeof name, "pending/%llu", (unsigned long long)k);
    if (nn_path_join(path, sizeof path, s->dir, name, NULL) != NN_OK || !nn_file_exists(path, NULL)) return 0;
    b->len = 0;
    if (nn_file_read(b, path, NULL, NULL) != NN_OK || b->len < 9) return 0;
    pending_head(head, s, b->data + 9, b->len - 9);
    return memcmp(head, b->data, 9) == 0;
}
static void pending_remove(const char *dir, uint64_t k)
{
    char name[64], path[NN_MAX_PATH_BYTES];
    (void)snprintf(name, sizeof name, "pending/%llu", (unsigned long long)k);
    if (nn_path_join(path, sizeof path, dir, name, NULL) == NN_OK) (void)nn_file_remove(path, NULL, NULL);
}
/* One made record as bytes: journal line, '\n', lengths, '\n', rejects, record. */
static nn_status pack(nn_buf *out, const summary *sum, const nn_buf *line, const nn_buf *rejects,
                      nn_error *err)
{
    char text[4096];
    entry e;
    size_t n;
    nn_status s;
    memset(&e, 0, sizeof e);
    n = summary_print(text, sizeof text, sum, &e);
    n += (size_t)snprintf(text + n, sizeof text - n, "\n%zu %zu\n", rejects->len, line->len);
    s = nn_buf_put(out, text, n, err);
    if (s == NN_OK && rejects->len) s = nn_buf_put(out, rejects->data, rejects->len, err);
    if (s == NN_OK) s = nn_buf_put(out, line->data, line->len, err);
    return s;
}
static nn_status put_packed(const context *c, sink *s, const unsigned char *p, size_t n, nn_error *err)
{
    const char *text = (const char *)p, *nl = (const char *)memchr(p, '\n', n), *q, *nl2;
    summary sum;
    entry e;
    uint64_t nr, nl_len;
    memset(&sum, 0, sizeof sum);
    if (!nl || !summary_parse(text + 2, nl, &sum, &e))
        return nn_error_set(err, NN_E_FORMAT, "a pending record is damaged");
    q = nl + 1;
    nl2 = (const char *)memchr(q, '\n', n - (size_t)(q - text));
    if (!nl2 || !number(&q, nl2, &nr) || !number(&q, nl2, &nl_len) ||
        (size_t)(nl2 + 1 - text) + nr + nl_len != n)
        return nn_error_set(err, NN_E_FORMAT, "a pending record is damaged");
    return sink_put(s, &sum, split_of(c, sum.k), nl2 + 1 + nr, (size_t)nl_len, nl2 + 1, (size_t)nr, err);
}

typedef struct run {
    context *c;
    sink     s;
    upload   up;
    uint64_t take;                     /* next record to hand out */
    uint64_t started;                  /* s.next when this run began */
    uint64_t window;
    nn_status status; nn_error err; uint64_t err_k;
    int      stop, hinted;
    nn_progress prog;
    char    *example;                  /* of the report */
} run;
/* Everything below runs inside `critical (interp_run)`. */
static void run_fail(run *r, uint64_t k, nn_status s, const nn_error *e)
{
    if (r->status == NN_OK || k < r->err_k) { r->status = s; r->err = *e; r->err_k = k; }
    r->stop = 1;
}
/* now: the record whose turn it is; NULL = see whether the next ones wait in pending/. */
static void run_flush(run *r, const nn_buf *now)
{
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_status s = NN_OK;
    uint64_t closed = r->s.b.closed;
    if (now) s = put_packed(r->c, &r->s, now->data, now->len, &e);
    while (s == NN_OK && r->s.next < r->s.want.hi && r->s.next < r->take &&
           pending_read(&r->s, r->s.next, &b)) {
        uint64_t next = r->s.next;
        s = put_packed(r->c, &r->s, b.data + 9, b.len - 9, &e);
        if (s == NN_OK) pending_remove(r->s.dir, next);
    }
    nn_buf_free(&b);
    if (s != NN_OK) { run_fail(r, r->s.next, s, &e); return; }
    if (!r->c->o->hub_at_end) for (; closed < r->s.b.closed; closed++) upload_add_part(&r->up, closed);
    upload_poll(&r->up);
    nn_progress_step(&r->prog, (double)(r->s.next - r->s.want.lo), NAN,
                     r->s.b.sum->after.n ? r->s.b.sum->after.sum / (double)r->s.b.sum->after.n :
                                           NAN);
}
static char *shortened(const nn_record *rec, const nn_record_format *f)
{
    nn_buf b = NN_ZERO;
    char *out = NULL;
    if ((f->modification ? nn_prompt_modification(&b, rec, f, NULL) :
                           nn_prompt_classification(&b, rec, f, NULL)) == NN_OK) {
        size_t i, line = 0, n = 0;
        out = (char *)malloc(b.len + 1);
        for (i = 0; out && i < b.len; i++) {            /* long lines keep their first 160 characters */
            char ch = (char)b.data[i];
            if (ch == '\n') line = 0;
            else line++;
            if (line < 160) out[n++] = ch;
            else if (line < 164) out[n++] = '.';
        }
        if (out) out[n] = 0;
    }
    nn_buf_free(&b);
    return out;
}
static void run_worker(run *r)
{
    nn_buf line = NN_ZERO, rejects = NN_ZERO, packed = NN_ZERO;
    for (;;) {
        uint64_t k = 0;
        int have = 0, wait = 0, early = 0;
        nn_error e = NN_ZERO;
        nn_status s = NN_OK;
        summary sum;
        attempt keep;
        NN_OMP(critical (interp_run))
        {
            if (nn_app_stopped()) r->stop = 1;
            if (!r->stop && r->take < r->s.want.hi) {
                if (r->take - r->s.next >= r->window) wait = 1;
                else { k = r->take++; have = 1; }
            }
        }
        if (wait) {
            struct timespec nap;
            nap.tv_sec = 0;
            nap.tv_nsec = 2000000;
            (void)nanosleep(&nap, NULL);
            continue;
        }
        if (!have) break;
        line.len = rejects.len = packed.len = 0;
        if (pending_read(&r->s, k, &packed)) {      /* made by the run before this one */
            memmove(packed.data, packed.data + 9, packed.len - 9);
            packed.len -= 9;
            NN_OMP(critical (interp_run))
            {
                if (k == r->s.next) run_flush(r, &packed);
                if (!r->stop && k < r->s.next) pending_remove(r->s.dir, k);
            }
            continue;
        }
        memset(&keep, 0, sizeof keep);
        s = record_make(r->c, k, &line, &rejects, &sum, &keep, &e);
        if (s == NN_OK) s = pack(&packed, &sum, &line, &rejects, &e);
        if (s == NN_OK && k < r->c->o->tb_runs && r->c->o->tensorboard) events_write(r->c, k, &keep);
        NN_OMP(critical (interp_run))
        {
            if (s != NN_OK) {
                run_fail(r, k, s, &e);
                /* why every attempt was refused: rejected.jsonl holds finished records only */
                if (s == NN_E_LIMIT && !r->hinted++) refusal_hint(r->c->app, r->c->o);
                if (s == NN_E_LIMIT && rejects.len &&
                    put_file(r->s.dir, "refused.jsonl", rejects.data, rejects.len, NULL) == NN_OK)
                    nn_app_warn(r->c->app, "record %llu: its refused attempts are in refused.jsonl",
                                (unsigned long long)k);
            }
            else {
                if (!r->example) r->example = shortened(&keep.rec, &r->c->format);
                if (r->status == NN_OK || k < r->err_k) {
                    if (k == r->s.next) run_flush(r, &packed);
                    else early = 1;
                }
            }
        }
        /* written outside the critical part; its turn may have come meanwhile, so look again */
        if (early) {
            s = pending_write(&r->s, k, (const char *)packed.data, packed.len, &e);
            NN_OMP(critical (interp_run))
            {
                if (s != NN_OK) run_fail(r, k, s, &e);
                else if (r->status == NN_OK || r->s.next < r->err_k) run_flush(r, NULL);
            }
        }
        attempt_free(&keep);
    }
    nn_buf_free(&line);
    nn_buf_free(&rejects);
    nn_buf_free(&packed);
}
/* Card, stats, report, upload of the small files: everything that follows the records. */
static int run_finish(run *r, double seconds)
{
    context *c = r->c;
    nn_app *app = c->app;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    const totals *t = r->s.b.sum;
    uint64_t rejected = 0, p;
    size_t i;
    nn_status s = card_write(c, &r->s, &e);
    for (i = 1; i < REASONS; i++) rejected += t->rejects[i];
    if (s == NN_OK) s = stats_json(&b, t, seconds, c->threads, &e);
    if (s == NN_OK) s = put_file(r->s.dir, "stats.json", b.data, b.len, &e);
    nn_buf_free(&b);
    if (s != NN_OK) return nn_app_finish(app, &e);
    if (r->up.on) {
        for (p = 0; p < r->s.b.closed; p++) upload_add_part(&r->up, p);
        upload_add(&r->up, "signature_dataset.json");
        upload_add(&r->up, "config.yaml");
        upload_add(&r->up, "rejected.jsonl");
        upload_add(&r->up, "README.md");
        /* parts that were queued while generating are in the queue once: drop the second mention */
        for (i = 0; i < r->up.queue.n; i++) {
            size_t j, k;
            for (j = i + 1; j < r->up.queue.n; j++)
                if (strcmp(r->up.queue.v[i], r->up.queue.v[j]) == 0) {
                    for (k = j + 1; k < r->up.queue.n; k++) r->up.queue.v[k - 1] = r->up.queue.v[k];
                    r->up.queue.n--;
                    j--;
                }
        }
        if (!upload_finish(&r->up)) {
            nn_error missing = NN_ZERO;
            (void)nn_error_set(&missing, NN_E_IO,
                               "%zu of %zu files are not uploaded, the first after %zu tries; run again "
                               "with --resume",
                               r->up.queue.n - r->up.at, r->up.queue.n, r->up.tries);
            nn_app_lost(app, &missing);
        } else {
            const opts *o = c->o;
            const char *log = nn_app_path(app, "upload.log");
            if (o->hub_cleanup) (void)nn_file_remove(log, NULL, NULL);
            nn_app_say(app, "%s took %zu files for %s, %s if it was not there%s; %s%s", o->hub_program, r->up.at,
                       o->hub, o->hub_private ? "private" : "public",
                       o->hub_at_end ? ", when all records were made" : "",
                       o->hub_cleanup ? "no log is kept" : "its words are in ", o->hub_cleanup ? "" : log);
        }
        nn_app_count(app, "uploaded", (uint64_t)r->up.at);
    }
    report_write(c, &r->s, r->s.next - r->started, seconds, r->example);
    nn_app_count(app, "records", t->records);
    nn_app_count(app, "attempts", t->records + rejected);
    nn_app_result(app, "acceptance",
                  t->records + rejected ? (double)t->records / (double)(t->records + rejected) :
                                          0.0);
    nn_app_result(app, "median_degraded_accuracy", hist_median(&t->before));
    nn_app_result(app, "median_improved_accuracy", hist_median(&t->after));
    nn_app_result(app, "median_target_degraded_accuracy", hist_median(&t->target_before));
    nn_app_result(app, "median_target_improved_accuracy", hist_median(&t->target_after));
    if (r->s.next > r->started && seconds > 0)
        nn_app_result(app, "records_per_minute", 60.0 * (double)(r->s.next - r->started) / seconds);
    for (p = 0; p < r->s.b.closed; p++)
        for (i = 0; i < SPLITS; i++) {
            char name[64];
            const char *path;
            part_name(name, (int)i, p, r->s.gzip);
            path = nn_app_path(app, "%s", name);
            if (nn_file_exists(path, NULL)) nn_app_wrote(app, path);
        }
    nn_app_wrote(app, nn_app_path(app, "rejected.jsonl"));
    nn_app_wrote(app, nn_app_path(app, "README.md"));
    nn_app_wrote(app, nn_app_path(app, "config.yaml"));
    nn_app_wrote(app, nn_app_path(app, "signature_dataset.json"));
    return nn_app_finish(app, NULL);
}
static void remove_tree(const char *dir, const char *sub)
{
    char path[NN_MAX_PATH_BYTES], file[NN_MAX_PATH_BYTES];
    nn_buf names = NN_ZERO;
    size_t n = 0, i;
    const char *p;
    if (nn_path_join(path, sizeof path, dir, sub, NULL) != NN_OK ||
        nn_dir_list(&names, &n, path, NULL, NULL) != NN_OK) {
        nn_buf_free(&names);
        return;
    }
    for (i = 0, p = (const char *)names.data; i < n; i++, p += strlen(p) + 1)
        if (nn_path_join(file, sizeof file, path, p, NULL) == NN_OK) (void)nn_file_remove(file, NULL, NULL);
    nn_buf_free(&names);
    (void)rmdir(path);
}
/* curves of an earlier run: OUT/tensorboard/example-... */
static void remove_events(const char *dir)
{
    char path[NN_MAX_PATH_BYTES];
    nn_buf names = NN_ZERO;
    size_t n = 0, i;
    const char *p;
    if (nn_path_join(path, sizeof path, dir, "tensorboard", NULL) == NN_OK && nn_file_exists(path, NULL))
        (void)nn_dir_list(&names, &n, path, NULL, NULL);
    for (i = 0, p = (const char *)names.data; i < n; i++, p += strlen(p) + 1)
        if (strncmp(p, "example-", 8) == 0) remove_tree(path, p);
    nn_buf_free(&names);
}
static nn_status folder_check(nn_app *app, void *to, nn_error *err) { return sink_check((sink *)to, app, err); }
/* The folder, locked and looked at by nn_app_out_open, then the data set's own files. */
static nn_status folder_open(nn_app *app, run *r, uint64_t lo, uint64_t hi, nn_error *err)
{
    static const char *const files[] = { "journal.txt", "rejected.jsonl", "README.md", "config.yaml",
                                         "signature_dataset.json", "stats.json", "upload.log",
                                         "report.html", "tensorboard.log" };
    nn_buf config = NN_ZERO;
    char path[NN_MAX_PATH_BYTES];
    size_t i;
    nn_status s = app->resume ? book_form(app->out, err) : NN_OK;      /* before keys are compared */
    if (s == NN_OK) s = config_text(app, r->c->o, &config, err);
    if (s == NN_OK) {
        origin_make(&r->s.want, r->c, &config, lo, hi);
        r->s.dir = app->out;
        r->s.gzip = r->c->o->gzip;
        r->s.config = &config;
        app->check = folder_check;
        app->checked = &r->s;
        /* a merged set may grow; the probe set is compared by its content */
        if (app->command == CMD_RUN) {
            nn_app_may_change(app, "command");
            nn_app_may_change(app, "signature.dataset_path");
        }
        if (r->c->o->sig_path && !app->dry_run) s = nn_app_input(app, r->c->o->sig_path, 0, err);
        if (s == NN_OK) s = nn_app_out_open(app, "", err);
    }
    if (s == NN_OK && app->overwrite && !app->resume) {
        for (i = 0; i < sizeof files / sizeof *files; i++)
            if (nn_path_join(path, sizeof path, app->out, files[i], NULL) == NN_OK)
                (void)nn_file_remove(path, NULL, NULL);
        remove_tree(app->out, "data");
        remove_tree(app->out, "pending");
        remove_events(app->out);
    }
    if (s == NN_OK) s = sink_open(&r->s, err);
    if (s == NN_OK) s = nn_path_join(path, sizeof path, app->out, "pending", err);
    if (s == NN_OK) s = nn_dir_make(path, NULL, err);
    if (s == NN_OK) s = put_file(app->out, "config.yaml", config.data, config.len, err);
    if (s == NN_OK)
        s = put_file(app->out, "signature_dataset.json", r->c->probe_json, r->c->probe_json_len,
                     err);
    r->s.config = NULL;
    nn_buf_free(&config);
    return s;
}
/* metrics.tensorboard.auto_launch: TensorBoard runs beside us and ends with us; its own words go to
 * OUT/tensorboard.log. */
static pid_t board_start(nn_app *app, const opts *o)
{
    char port[16];
    const char *argv[6];
    (void)snprintf(port, sizeof port, "%zu", o->port);
    argv[0] = "tensorboard";
    argv[1] = "--logdir";
    argv[2] = o->metrics_dir ? o->metrics_dir : nn_app_path(app, "tensorboard");
    argv[3] = "--port";
    argv[4] = port;
    argv[5] = NULL;
    nn_app_say(app, "tensorboard: http://localhost:%s until the run ends", port);
    return start_program(argv, nn_app_path(app, "tensorboard.log"), 0);
}
static void board_stop(nn_app *app, pid_t pid)
{
    int status = 0;
    pid_t ended;
    if (pid <= 0) return;
    ended = waitpid(pid, &status, WNOHANG);
    if (ended == 0) { (void)kill(pid, SIGTERM); (void)waitpid(pid, &status, 0); return; }
    nn_app_warn(app, "tensorboard %s; see tensorboard.log",
                WIFEXITED(status) && WEXITSTATUS(status) == 127 ? "was not found" :
                                                                  "ended with an error");
}
/* PROGRAM is a file that can be run, by its path or in PATH */
static int program_found(const char *name)
{
    const char *p = getenv("PATH"), *end;
    char path[NN_MAX_PATH_BYTES];
    if (strchr(name, '/')) return access(name, X_OK) == 0;
    for (; p && *p; p = *end ? end + 1 : end) {
        int n;
        end = strchr(p, ':');
        if (!end) end = p + strlen(p);
        n = snprintf(path, sizeof path, "%.*s/%s", (int)(end - p), p, name);
        if (n > 0 && (size_t)n < sizeof path && access(path, X_OK) == 0) return 1;
    }
    return 0;
}
/* where `hf auth login` leaves its token */
static int token_stored(void)
{
    static const char *const places[3][2] = { { "HF_TOKEN_PATH", "" },
                                              { "HF_HOME", "/token" },
                                              { "HOME", "/.cache/huggingface/token" } };
    char path[NN_MAX_PATH_BYTES];
    size_t i;
    for (i = 0; i < 3; i++) {
        const char *base = getenv(places[i][0]);
        const int n = base ? snprintf(path, sizeof path, "%s%s", base, places[i][1]) : 0;
        if (n > 0 && (size_t)n < sizeof path && nn_file_exists(path, NULL)) return 1;
    }
    return 0;
}
/* What an upload needs, looked for before hours of work and not after them. */
static nn_status upload_check(const opts *o, nn_error *err)
{
    const char *token = getenv("HF_TOKEN");
    if (!o->hub || !o->hub[0]) return NN_OK;
    if (o->placebo)
        return nn_error_set(err, NN_E_ARG,
                            "staged_training.placebo: records of a placebo are not what they say, they test the "
                            "gates; hub.dataset_name '%s' is for data sets", o->hub);
    if (!program_found(o->hub_program))
        return nn_error_set(err, NN_E_ARG,
                            "hub.program: '%s' was not found in PATH, it uploads to hub.dataset_name; "
                            "leave that out to keep the set here",
                            o->hub_program);
    if ((!token || !token[0]) && !token_stored())
        return nn_error_set(err, NN_E_ARG,
                            "hub.dataset_name '%s': no token to upload with, expected HF_TOKEN in the "
                            "environment, or one stored by `hf auth login`",
                            o->hub);
    return NN_OK;
}
/* What --dry-run says: size and time from records of this very run, spread over it, made and thrown away.
 * A fixed number, so that what it says of the size, and whether it ends well, is the same anywhere. */
#define FORETELL_RECORDS 12u
static nn_status foretell(const context *c, uint64_t lo, uint64_t hi, nn_error *err)
{
    const double n = (double)(hi - lo);
    const uint64_t most = hi - lo < FORETELL_RECORDS ? hi - lo : FORETELL_RECORDS;
    const double t0 = nn_app_seconds();
    const int threads = c->threads > 0 ? c->threads : 1;
    nn_buf line = NN_ZERO, rejects = NN_ZERO, packed = NN_ZERO;
    double bytes, seconds;
    char disk[16], each[16], memory[16];
    uint64_t i;
    nn_status s = NN_OK;
    (void)printf("records %llu to %llu of %zu, seed %llu, into %s\n", (unsigned long long)lo,
                 (unsigned long long)hi, c->o->n, (unsigned long long)c->o->seed, c->app->out);
    for (i = 0; s == NN_OK && i < most; i++) {
        summary sum;
        s = record_make(c, lo + (uint64_t)(n * (double)i / (double)most), &line, &rejects, &sum, NULL, err);
    }
    seconds = nn_app_seconds() - t0;
    bytes = (double)line.len;
    if (s == NN_OK && c->o->gzip) {
        s = nn_deflate(&packed, line.data, line.len, NN_DEFLATE_GZIP, 6, err);
        bytes = (double)packed.len;
    }
    if (s == NN_OK && i) {
        bytes /= (double)i;
        seconds /= (double)i;
        (void)printf("threads %d; part files of %zu records; about %s on disk at %s a record%s; about %s of "
                     "memory\n",
                     threads, c->o->interval, human(disk, sizeof disk, bytes * n),
                     human(each, sizeof each, bytes), c->o->gzip ? " in .jsonl.gz" : "",
                     human(memory, sizeof memory, 8e6 + 6e6 * threads));
        (void)printf("time: about %.1f minutes, %.0f records per minute and thread; size and time are those of "
                     "%llu record%s of this run, made and thrown away\n",
                     n * seconds / 60 / threads, 60 / (seconds > 0 ? seconds : 1e-9), (unsigned long long)i,
                     i == 1 ? "" : "s");
    }
    nn_buf_free(&line);
    nn_buf_free(&rejects);
    nn_buf_free(&packed);
    return s;
}
static int cmd_run(nn_app *app, opts *o)
{
    static context c;
    static run r;
    nn_error e = NN_ZERO;
    uint64_t i = 0, n = 1, lo = 0, hi;
    const char *why = "";
    double t0;
    pid_t board = 0;
    int sharded = shard_of(app, o, &i, &n, &why);
    if (sharded < 0) return nn_app_usage(app, "%s", why);
    if (!nn_app_given(app, "out") && o->output_dir) app->out = o->output_dir;
    hi = o->n;
    if (sharded) {
        lo = shard_bound(i, o->n, n);
        hi = shard_bound(i + 1, o->n, n);
        app->out = nn_app_text(app, "%s/shard-%llu-of-%llu", app->out, (unsigned long long)i,
                               (unsigned long long)n);
    }
    if (context_make(&c, app, o, 1, &e) != NN_OK) return nn_app_finish(app, &e);
    if (!app->dry_run && upload_check(o, &e) != NN_OK) return nn_app_finish(app, &e);
    if (card_check(o, &e) != NN_OK) return nn_app_finish(app, &e);
    if (app->dry_run) {
        const nn_status s = foretell(&c, lo, hi, &e);
        if (s == NN_E_LIMIT) refusal_hint(app, o);
        return nn_app_finish(app, s == NN_OK ? NULL : &e);
    }
    memset(&r, 0, sizeof r);
    r.c = &c;
    if (folder_open(app, &r, lo, hi, &e) != NN_OK) { sink_close(&r.s); return nn_app_finish(app, &e); }
    r.up.c = &c;
    r.up.s = &r.s;
    r.up.on = o->hub && o->hub[0];
    r.up.pause = o->hub_retry;
    r.take = r.started = r.s.next;
    r.window = (uint64_t)c.threads * 64;
    if (r.up.on && !o->hub_at_end) {
        uint64_t p;
        for (p = 0; p < r.s.b.closed; p++) upload_add_part(&r.up, p);
    }
    if (o->tensorboard && o->tb_runs)
        nn_app_say(app, "to see the curves: tensorboard --logdir %s --port %zu",
                   o->metrics_dir ? o->metrics_dir : nn_app_path(app, "tensorboard"), o->port);
    if (o->tensorboard && o->auto_launch && i == 0) board = board_start(app, o);
    nn_progress_begin(&r.prog, app, "records", (double)(hi - lo), "records");
    nn_progress_from(&r.prog, (double)(r.s.next - lo));
    t0 = nn_app_seconds();
    NN_OMP(parallel num_threads(c.threads))
    run_worker(&r);
    nn_progress_end(&r.prog);
    board_stop(app, board);
    if (r.status != NN_OK) {
        (void)sink_sync(&r.s, NULL);
        if (r.up.pid > 0) (void)kill(r.up.pid, SIGTERM);
        sink_close(&r.s);
        return nn_app_finish(app, &r.err);
    }
    if (r.s.next < hi) {
        (void)sink_sync(&r.s, NULL);
        nn_app_interrupted(app, nn_app_text(app, "record %llu of %llu, saved",
                                            (unsigned long long)(r.s.next - lo),
                                            (unsigned long long)(hi - lo)));
        if (r.up.pid > 0) (void)kill(r.up.pid, SIGTERM);
        sink_close(&r.s);
        return nn_app_finish(app, NULL);
    }
    remove_tree(app->out, "pending");
    {
        int rc = run_finish(&r, nn_app_seconds() - t0);
        free(r.example);
        free((void *)r.up.queue.v);
        sink_close(&r.s);
        nn_pattern_pools_free(&c.pools);
        return rc;
    }
}

/* ==== [COMMANDS] ========================================================= */
static int cmd_sig(nn_app *app, opts *o)
{
    static context c;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_status s = nn_app_file_open(app, o->filename, &e);
    if (s == NN_OK) s = context_make(&c, app, o, 0, &e);
    if (s == NN_OK) s = probe_make(&c, o->size, &b, &e);
    if (s == NN_OK) s = probe_parse(&c, o->filename, (const char *)b.data, b.len, &e);
    if (s == NN_OK) s = nn_file_write(o->filename, b.data, b.len, NULL, &e);
    nn_buf_free(&b);
    if (s != NN_OK) return nn_app_finish(app, &e);
    nn_app_result_text(app, "file", o->filename);
    nn_app_count(app, "sequences", c.n_probe);
    nn_app_count(app, "patterns", c.n_groups);
    nn_app_say(app, "to use it: interpreter_data run-data-gen --signature.dataset_path %s", o->filename);
    return nn_app_finish(app, NULL);
}
/* samples_per_pattern sequences drawn for each enabled pattern with all labels they have, and as
 * many that have none. */
static int cmd_bench(nn_app *app, opts *o)
{
    static context c;
    nn_json_writer w = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t p, i, q, count = 0, tries;
    uint8_t seq[NN_PATTERN_LENGTH_MAX];
    char text[NN_PATTERN_LENGTH_MAX + 1];
    nn_status s = nn_app_file_open(app, o->filename, &e);
    if (s == NN_OK) s = context_make(&c, app, o, 0, &e);
    if (s != NN_OK) return nn_app_finish(app, &e);
    w.buf = &b;
    w.spaced = 1;
    nn_json_begin_object(&w);
    nn_json_key(&w, "vocab_size");
    nn_json_u64(&w, o->vocab);
    nn_json_key(&w, "sequence_length");
    nn_json_u64(&w, o->length);
    nn_json_key(&w, "random_seed");
    nn_json_u64(&w, o->seed);
    nn_json_key(&w, "examples");
    nn_json_begin_array(&w);
    for (p = 0; p <= c.n_offered; p++) {               /* the last round: negatives */
        nn_rng rng = nn_rng_make(o->seed, NN_STREAM_PROBE, 1000 + p);
        for (i = 0; i < o->per_pattern; i++) {
            nn_pattern_use u;
            int any = 0;
            u.id = p < c.n_offered ? c.offered[p] : NN_PATTERN_STARTS_WITH;
            u.token = -1;
            for (tries = 0; ; tries++) {
                nn_pattern_draw(&c.space, u, &rng, seq);
                for (any = 0, q = 0; q < c.n_offered; q++) {
                    nn_pattern_use v;
                    v.id = c.offered[q];
                    v.token = -1;
                    if (!nn_pattern_has_token(v.id)) any |= nn_pattern_match(&c.space, v, seq);
                }
                if (p < c.n_offered || !any || tries > 100000) break;
            }
            if (p == c.n_offered && any) break;
            nn_json_begin_object(&w);
            nn_json_key(&w, "sequence");
            nn_json_string(&w, nn_pattern_seq_text(&c.space, seq, text));
            nn_json_key(&w, "drawn_for");
            nn_json_string(&w, p < c.n_offered ? nn_pattern_name(u.id) : "negative");
            nn_json_key(&w, "patterns");
            nn_json_begin_array(&w);
            for (q = 0; q < c.n_offered; q++) {
                nn_pattern_use v;
                char label[32];
                v.id = c.offered[q];
                v.token = v.id == NN_PATTERN_STARTS_WITH ? seq[0] :
                          v.id == NN_PATTERN_ENDS_WITH   ? seq[o->length - 1] :
                                                           -1;
                if (nn_pattern_match(&c.space, v, seq)) nn_json_string(&w, nn_pattern_label(label, v));
            }
            nn_json_end(&w);
            nn_json_end(&w);
            count++;
        }
    }
    nn_json_end(&w);
    nn_json_end(&w);
    s = nn_json_finish(&w, &e);
    if (s == NN_OK) s = nn_buf_text(&b, "\n", &e);
    if (s == NN_OK) s = nn_file_write(o->filename, b.data, b.len, NULL, &e);
    nn_buf_free(&b);
    if (s != NN_OK) return nn_app_finish(app, &e);
    nn_app_result_text(app, "file", o->filename);
    nn_app_count(app, "sequences", count);
    nn_app_say(app, "each sequence stands with all its labels, whatever it was drawn for");
    return nn_app_finish(app, NULL);
}
/* The record's models in one state dict: where training began, the two of the record, the twin. */
static nn_status export_models(const context *c, const char *path, const attempt *t, nn_error *err)
{
    static const char *const names[4] = { "initial", "degraded", "improved", "control" };
    nn_dict all = NN_ZERO, one = NN_ZERO;
    nn_mlp *initial = NULL;
    const nn_mlp *m[4];
    size_t i, j;
    nn_status s = plan_model(c, &t->p, &initial, err);
    m[0] = initial;
    m[1] = t->degraded;
    m[2] = t->improved;
    m[3] = t->control;
    for (i = 0; i < 4 && s == NN_OK; i++) {
        if (!m[i]) continue;
        s = nn_mlp_state(m[i], &one, NULL, 1, err);
        for (j = 0; j < one.count && s == NN_OK; j++) {
            char name[96];
            (void)snprintf(name, sizeof name, "%s.%s", names[i], one.items[j].name);
            s = nn_dict_put(&all, name, &one.items[j].value, err);
        }
        nn_dict_free(&one);
        memset(&one, 0, sizeof one);
    }
    for (j = 0; c->epochs && j < c->epochs->count && s == NN_OK; j++)
        s = nn_dict_put(&all, c->epochs->items[j].name, &c->epochs->items[j].value, err);
    if (s == NN_OK) s = nn_pth_write(path, &all, NULL, err);
    nn_dict_free(&all);
    nn_mlp_destroy(initial);
    return s;
}
/* The rows that the record's models learned from: sequence,part,label,stage1_label. */
static nn_status export_rows(const context *c, const char *path, const attempt *t, nn_error *err)
{
    const size_t L = c->o->length;
    nn_buf b = NN_ZERO;
    size_t i, j;
    nn_status s = nn_buf_text(&b, "sequence,part,label,stage1_label\n", err);
    for (i = 0; i < t->train.n + t->val.n && s == NN_OK; i++) {
        const int val = i >= t->train.n;
        const fit_set *f = val ? &t->val : &t->train;
        const size_t r = val ? i - t->train.n : i;
        char text[NN_PATTERN_LENGTH_MAX + 32];
        for (j = 0; j < L; j++)
            text[j] = (char)('A' + (f->tokens ? f->tokens[r * L + j] : (int)f->x[r * L + j]));
        (void)snprintf(text + L, sizeof text - L, ",%s,%d,%d\n", val ? "validation" : "train",
                       f->y[r] > 0.5f, (val ? f->y[r] : t->corrupted[r]) > 0.5f);
        s = nn_buf_text(&b, text, err);
    }
    if (s == NN_OK) s = nn_file_write(path, b.data, b.len, NULL, err);
    nn_buf_free(&b);
    return s;
}
static int cmd_show(nn_app *app, opts *o)
{
    static context c;
    nn_buf line = NN_ZERO, rejects = NN_ZERO;
    nn_dict epochs = NN_ZERO;
    nn_error e = NN_ZERO;
    summary sum;
    attempt keep;
    /* a config file says how many records its set has; without one any may be made */
    const uint64_t most = nn_app_given(app, "dataset.output_dataset_length") ? o->n - 1 :
                                                                               ((uint64_t)1 << 48) - 1;
    uint64_t k = 0;
    nn_status s;
    memset(&keep, 0, sizeof keep);
    if (!nn_u64_parse(app->args[0], strlen(app->args[0]), &k) || k > most)
        return nn_app_usage(app, "show: expected a record from 0 to %llu, got '%s'",
                            (unsigned long long)most, app->args[0]);
    if (app->overwrite && !o->export_file && !o->rows_file)
        return nn_app_usage(app, "--overwrite: has no effect here; it is read with --export or --export-rows");
    if (o->every_epoch && !o->export_file)
        return nn_app_usage(app, "--every-epoch: has no effect here; it is read with --export");
    s = nn_app_file_open(app, o->export_file, &e);
    if (s == NN_OK) s = nn_app_file_open(app, o->rows_file, &e);
    if (s == NN_OK) s = context_make(&c, app, o, 1, &e);
    if (o->every_epoch) c.epochs = &epochs;
    if (s == NN_OK) s = record_make(&c, k, &line, &rejects, &sum, &keep, &e);
    if (s == NN_OK && o->export_file) s = export_models(&c, o->export_file, &keep, &e);
    if (s == NN_OK && o->rows_file) s = export_rows(&c, o->rows_file, &keep, &e);
    if (s == NN_OK) (void)fwrite(line.data, 1, line.len, stdout);
    if (s == NN_OK)
        nn_app_say(app, "record %llu: the attempt after %llu refused ones, of at most %zu", (unsigned long long)k,
                   (unsigned long long)sum.attempt, o->max_attempts * cells_of(&c));
    attempt_free(&keep);
    nn_dict_free(&epochs);
    nn_buf_free(&line);
    nn_buf_free(&rejects);
    nn_pattern_pools_free(&c.pools);
    return nn_app_finish(app, s == NN_OK ? NULL : &e);
}
static int cmd_stats(nn_app *app, opts *o)
{
    book b;
    nn_buf out = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_status s = book_read(&b, app->args[0], &e);
    if (s == NN_OK) s = book_check_parts(&b, app->args[0], 1, &e);
    (void)o;
    if (s == NN_OK) s = stats_json(&out, b.sum, 0, 0, &e);
    if (s == NN_OK) (void)fwrite(out.data, 1, out.len, stdout);
    if (s == NN_OK)
        nn_app_say(app, "%s: %llu of its %llu records are there", app->args[0],
                   (unsigned long long)b.count, (unsigned long long)(b.is.hi - b.is.lo));
    nn_buf_free(&out);
    book_free(&b);
    return nn_app_finish(app, s == NN_OK ? NULL : &e);
}
/* Where record lo + i stands: its file and bytes. */
static nn_status entry_read(const book *b, const char *dir, size_t i, nn_buf *out, nn_error *err)
{
    const entry *x = &b->e[i];
    char path[NN_MAX_PATH_BYTES];
    const uint64_t p = i / b->is.interval;
    const uint64_t from = i % b->is.interval ? b->e[i - 1].end[x->part] : 0;
    const size_t n = (size_t)(x->end[x->part] - from);
    const int packed = part_packed(b, x->part, p);
    tail *t = b->last;
    size_t got = 0;
    nn_status s = part_path(path, dir, x->part, p, packed, err);
    /* a packed part is read on from where the record before it ended */
    if (t->r && (t->part != p || t->split != x->part || (packed && nn_reader_tell(t->r) > from))) tail_close(t);
    t->part = p;
    t->split = x->part;
    if (s == NN_OK) s = tail_open(t, path, from, packed, err);
    if (s == NN_OK) s = nn_buf_reserve(out, n, err);
    if (s == NN_OK) s = nn_reader_read(t->r, out->data + out->len, n, &got, err);
    if (s == NN_OK && got != n)
        s = nn_error_set(err, NN_E_FORMAT, "%s: ends within record %llu", path, (unsigned long long)(b->is.lo + i));
    if (s != NN_OK) return s;
    out->len += n;
    out->data[out->len] = 0;
    return NN_OK;
}
/* Is the data set in dir made from the config and the probe set at hand? */
static nn_status made_from(const book *b, const context *c, const nn_buf *config, const char *dir, nn_error *err)
{
    origin now;
    char why[200];
    origin_make(&now, c, config, 0, c->o->n);
    if (origin_same(&b->is, &now, why, sizeof why)) return NN_OK;
    return nn_error_set(err, NN_E_FORMAT,
                    "%s: config.yaml or signature_dataset.json is not what the journal says it was made "
                    "from (journal and now: %s)",
                    dir, why);
}
static int cmd_verify(nn_app *app, opts *o)
{
    static context c;
    book b;
    nn_buf have = NN_ZERO, want = NN_ZERO, rejects = NN_ZERO, config = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t n, j, bad = 0, closed, was;
    uint64_t good;
    nn_status s = book_read(&b, app->args[0], &e);
    if (s == NN_OK) s = book_check_parts(&b, app->args[0], 1, &e);
    if (s == NN_OK) s = book_check_tail(&b, app->args[0], &good, NULL, &e);
    if (s == NN_OK && good < b.is.lo + b.count)
        s = nn_error_set(&e, NN_E_FORMAT, "%s: record %llu is not as it was written: --resume makes it again",
                     app->args[0], (unsigned long long)good);
    if (s == NN_OK) s = context_make(&c, app, o, 1, &e);
    if (s == NN_OK) s = config_text(app, o, &config, &e);
    if (s == NN_OK) s = made_from(&b, &c, &config, app->args[0], &e);
    n = o->sample < b.count && !o->every ? o->sample : b.count;
    /* one record of every n-th of the set, at a place of chance */
    for (j = 0; j < n && s == NN_OK; j++) {
        nn_rng rng = nn_rng_make(o->seed, NN_STREAM_USER, j);
        size_t lo = b.count * j / n, hi = b.count * (j + 1) / n,
               i = lo + (size_t)nn_rng_below(&rng, hi - lo);
        summary sum;
        have.len = want.len = rejects.len = 0;
        s = entry_read(&b, app->args[0], i, &have, &e);
        if (s == NN_OK) s = record_make(&c, b.is.lo + i, &want, &rejects, &sum, NULL, &e);
        if (s == NN_OK && (have.len != want.len || memcmp(have.data, want.data, want.len) != 0)) {
            bad++;
            nn_app_warn(app, "record %llu differs from its regeneration", (unsigned long long)(b.is.lo + i));
        }
    }
    nn_buf_free(&have);
    nn_buf_free(&want);
    nn_buf_free(&rejects);
    nn_buf_free(&config);
    closed = b.closed;
    was = b.count;
    book_free(&b);
    if (s == NN_OK) {
        nn_app_say(app, "all parts are as they were closed; %zu of %zu records were made again", n, was);
        nn_app_count(app, "closed_parts", closed);
        nn_app_count(app, "verified", n);
        nn_app_count(app, "different", bad);
        if (bad) s = nn_error_set(&e, NN_E_FORMAT, "%s: %zu of %zu records differ", app->args[0], bad, n);
    }
    return nn_app_finish(app, s == NN_OK ? NULL : &e);
}
/* ---- merge: shards in order of k, record by record, into one sink ------- */
typedef struct merge_state {
    sink *s;
    const char *dir;
    const book *b;
    tail part[SPLITS], rejected;
    uint64_t open_part;
    nn_error *err;
} merge_state;
static nn_status merge_line(void *user, const char *text, size_t n)
{
    merge_state *m = (merge_state *)user;
    char path[NN_MAX_PATH_BYTES];
    summary sum;
    entry e;
    uint64_t p, i, from, was;
    int f, packed;
    if (n < 2 || text[0] != 'R') return NN_OK;
    memset(&sum, 0, sizeof sum);
    if (!summary_parse(text + 2, text + n, &sum, &e)) return NN_E_FORMAT;
    if (sum.k < m->s->next) return NN_OK;              /* the merge was interrupted: already there */
    if (sum.k != m->s->next)
        return nn_error_set(m->err, NN_E_FORMAT, "%s: record %llu follows %llu", m->dir,
                        (unsigned long long)sum.k, (unsigned long long)m->s->next);
    i = sum.k - m->b->is.lo;
    p = i / m->b->is.interval;
    from = i % m->b->is.interval ? m->b->e[i - 1].end[e.part] : 0;
    was = i ? m->b->e[i - 1].rejected : 0;
    if (p != m->open_part) {
        for (f = 0; f < SPLITS; f++) tail_close(&m->part[f]);
        m->open_part = p;
    }
    packed = part_packed(m->b, e.part, p);
    NN_TRY(part_path(path, m->dir, e.part, p, packed, m->err));
    if (!tail_holds(&m->part[e.part], path, packed, from, e.end[e.part] - from, e.crc))
        return nn_error_set(m->err, m->part[e.part].no_memory ? NN_E_NOMEM : NN_E_FORMAT,
                        m->part[e.part].no_memory ? "%s: out of memory for record %llu" :
                                                    "%s: record %llu is cut short or was changed",
                        path, (unsigned long long)sum.k);
    NN_TRY(nn_path_join(path, sizeof path, m->dir, "rejected.jsonl", m->err));
    if (!tail_holds(&m->rejected, path, 0, was, e.rejected - was, e.crc_rejects))
        return nn_error_set(m->err, m->rejected.no_memory ? NN_E_NOMEM : NN_E_FORMAT,
                        m->rejected.no_memory ? "%s: out of memory before record %llu" :
                                                "%s: what was refused before record %llu is missing or was changed",
                        path, (unsigned long long)sum.k);
    return sink_put(m->s, &sum, e.part, (const char *)m->part[e.part].b.data, m->part[e.part].b.len,
                    (const char *)m->rejected.b.data, m->rejected.b.len, m->err);
}
/* The config.yaml that plain shards were made from, of one that says that their merge is packed. */
static void config_unpacked(nn_buf *config)
{
    static const char line[] = "\n  gzip: true\n";
    char *text = (char *)config->data, *at = text ? strstr(text, line) : NULL;
    const size_t n = sizeof line - 2;
    if (!at) return;
    memmove(at, at + n, config->len - (size_t)(at - text) - n + 1);
    config->len -= n;
}
static int book_packed(const book *b)
{
    size_t p, i;
    for (p = 0; p < b->closed; p++)
        for (i = 0; i < SPLITS; i++) if (b->parts[p].packed[i]) return 1;
    return 0;
}
/* 1 = both names are one folder */
static int same_folder(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
static int cmd_merge(nn_app *app, opts *o)
{
    static context c;
    static run r;
    book *b = (book *)calloc(app->n_args, sizeof *b);
    size_t *order = (size_t *)calloc(app->n_args, sizeof *order), i, j;
    nn_error e = NN_ZERO;
    nn_status s = NN_OK;
    uint64_t next = 0;
    char why[200];
    nn_buf config = NN_ZERO;
    if (!b || !order) { free(b); free(order); return nn_app_usage(app, "out of memory"); }
    for (i = 0; i < app->n_args && s == NN_OK; i++) {
        s = book_read(&b[i], app->args[i], &e);
        if (s == NN_OK && same_folder(app->args[i], app->out))
            s = nn_error_set(&e, NN_E_ARG, "%s: is one of the shards and the --out of the merge", app->out);
        for (j = i; j > 0 && s == NN_OK && b[order[j - 1]].is.lo > b[i].is.lo; j--) order[j] = order[j - 1];
        order[j] = i;
    }
    for (i = 0; i < app->n_args && s == NN_OK; i++) {
        const book *x = &b[order[i]];
        const origin *is = &x->is;
        const char *dir = app->args[order[i]];
        if (!origin_same(&b[order[0]].is, is, why, sizeof why))
            s = nn_error_set(&e, NN_E_ARG, "%s and %s: made from different configs: %s",
                         app->args[order[0]], dir, why);
        else if (is->lo < next)
            s = nn_error_set(&e, NN_E_ARG, "%s: records from %llu are there twice", dir,
                         (unsigned long long)is->lo);
        else if (is->lo > next)
            s = nn_error_set(&e, NN_E_ARG, "records %llu to %llu are missing before %s",
                         (unsigned long long)next, (unsigned long long)is->lo - 1, dir);
        else if (is->lo + x->count != is->hi)
            s = nn_error_set(&e, NN_E_ARG, "%s: not finished, %zu of %llu records", dir, x->count,
                         (unsigned long long)(is->hi - is->lo));
        next = is->hi;
    }
    if (s == NN_OK && next != b[order[0]].is.n)
        s = nn_error_set(&e, NN_E_ARG, "records %llu to %llu are missing", (unsigned long long)next,
                     (unsigned long long)b[order[0]].is.n - 1);
    if (s == NN_OK) s = context_make(&c, app, o, 1, &e);
    if (s == NN_OK) s = config_text(app, o, &config, &e);
    if (s == NN_OK && !o->gzip && book_packed(&b[order[0]]))
        s = nn_error_set(&e, NN_E_ARG, "--no-gzip: %s has packed parts; merge packs plain ones, "
                         "not the other way",
                         app->args[order[0]]);
    if (s == NN_OK && o->gzip && !book_packed(&b[order[0]])) config_unpacked(&config);
    if (s == NN_OK) s = made_from(&b[order[0]], &c, &config, app->args[order[0]], &e);
    if (s == NN_OK && !app->dry_run) s = upload_check(o, &e);
    if (s == NN_OK) s = card_check(o, &e);
    nn_buf_free(&config);
    memset(&r, 0, sizeof r);
    if (s == NN_OK) {
        r.c = &c;
        s = folder_open(app, &r, 0, o->n, &e);
        r.started = r.s.next;
    }
    for (i = 0; i < app->n_args && s == NN_OK; i++) {
        merge_state m;
        char path[NN_MAX_PATH_BYTES];
        memset(&m, 0, sizeof m);
        m.s = &r.s;
        m.dir = app->args[order[i]];
        m.b = &b[order[i]];
        m.err = &e;
        m.open_part = UINT64_MAX;
        s = nn_path_join(path, sizeof path, m.dir, "journal.txt", &e);
        if (s == NN_OK) s = nn_journal_read(path, merge_line, &m, NULL, &e);
        for (j = 0; j < SPLITS; j++) tail_close(&m.part[j]);
        tail_close(&m.rejected);
    }
    if (s == NN_OK && r.s.next != o->n)
        s = nn_error_set(&e, NN_E_FORMAT, "%llu of %zu records were merged",
                     (unsigned long long)r.s.next, o->n);
    for (i = 0; i < app->n_args; i++) book_free(&b[i]);
    free(b);
    free(order);
    if (s != NN_OK) { sink_close(&r.s); return nn_app_finish(app, &e); }
    remove_tree(app->out, "pending");
    {
        int rc;
        r.up.c = &c;
        r.up.s = &r.s;
        r.up.on = o->hub && o->hub[0];
        r.up.pause = o->hub_retry;
        rc = run_finish(&r, 0);
        sink_close(&r.s);
        return rc;
    }
}
/* ---- score: completions against the data set ---------------------------- */
/* Sums over classification answers, by one way of reading them. */
typedef struct class_sums { size_t unread, exact; double jaccard, precision, recall; } class_sums;
typedef struct scores {
    size_t asked[2], nulls[2], repeated[2], covered[2];  /* modification, classification */
    uint8_t *seen;                                       /* [records]: bit 0, bit 1      */
    class_sums strict, flexible;
    size_t strict_malformed, malformed, passed;
    double before, after, gain, others;
} scores;
/* What a record lists, and what it accepts in part, which is neither right nor wrong. */
typedef struct truth {
    nn_pattern_use want[NN_PATTERN_UNIVERSE_MAX], partial[NN_PATTERN_UNIVERSE_MAX];
    size_t n_want, n_partial;
} truth;
static nn_status truth_of(truth *t, const char *row, size_t n, size_t vocab, nn_error *err)
{
    nn_arena arena = NN_ZERO;
    nn_json *root = NULL;
    const nn_json *v, *list;
    nn_status s = nn_json_parse(&root, &arena, row, n, "record", NULL, err);
    t->n_want = t->n_partial = 0;
    v = s == NN_OK ? nn_json_get(root, "classification_completion") : NULL;
    if (s == NN_OK && (!v || v->type != NN_JSON_STRING || !v->n))
        s = nn_error_set(err, NN_E_FORMAT, "this data set has no classification task");
    if (s == NN_OK) s = nn_completion_patterns(t->want, &t->n_want, v->v.s, v->n, vocab, err);
    list = s == NN_OK ? nn_json_get(nn_json_get(root, "metadata"), "partial_patterns") : NULL;
    for (v = list ? list->v.first : NULL; v && t->n_partial < NN_PATTERN_UNIVERSE_MAX; v = v->next)
        t->n_partial += nn_pattern_use_parse(&t->partial[t->n_partial], nn_json_str(v, "")) != 0;
    nn_arena_free(&arena);
    return s;
}
static int use_among(const nn_pattern_use *list, size_t n, nn_pattern_use u)
{
    size_t i;
    for (i = 0; i < n; i++)
        if (nn_pattern_set_of(list[i].id) == nn_pattern_set_of(u.id) && list[i].token == u.token)
            return 1;
    return 0;
}
/* unknown: names of no pattern, wrong answers like any other. Returns how many are right. */
static size_t class_add(class_sums *c, const truth *t, const nn_pattern_use *got, size_t n_got, size_t unknown)
{
    size_t i, right = 0, answered = unknown;
    for (i = 0; i < n_got; i++) {
        if (use_among(t->want, t->n_want, got[i])) { right++; answered++; }
        else answered += !use_among(t->partial, t->n_partial, got[i]);
    }
    c->exact += right == t->n_want && answered == right;
    c->jaccard += (double)right / (double)(t->n_want + answered - right);
    c->precision += answered ? (double)right / (double)answered : 0;
    c->recall += (double)right / (double)t->n_want;
    return right;
}
static nn_status score_patterns(const context *c, scores *z, const book *b, const char *dir,
                                uint64_t at, const char *text, size_t n, nn_json_writer *w,
                                nn_error *err)
{
    nn_buf row = NN_ZERO;
    nn_pattern_use got[NN_PATTERN_UNIVERSE_MAX];
    nn_answer a;
    nn_error why = NN_ZERO;
    truth t;
    size_t n_got = 0, right;
    nn_status s = entry_read(b, dir, (size_t)at, &row, err);
    if (s == NN_OK) s = truth_of(&t, (const char *)row.data, row.len, c->o->vocab, err);
    nn_buf_free(&row);
    if (s != NN_OK) return s;
    if (nn_completion_patterns(got, &n_got, text, n, c->o->vocab, &why) == NN_OK)
        (void)class_add(&z->strict, &t, got, n_got, 0);
    else {
        z->strict.unread++;
        nn_json_key(w, "strict_error");
        nn_json_string(w, why.msg);
    }
    if (nn_answer_patterns(&a, text, n, &c->format, &why) != NN_OK) {
        z->flexible.unread++;
        nn_json_key(w, "error");
        nn_json_string(w, why.msg);
        return NN_OK;
    }
    right = class_add(&z->flexible, &t, a.uses, a.n, a.unknown);
    nn_json_key(w, "right");
    nn_json_u64(w, right);
    nn_json_key(w, "answered");
    nn_json_u64(w, a.n + a.unknown);
    nn_json_key(w, "expected");
    nn_json_u64(w, t.n_want);
    return NN_OK;
}
/* The answer's weights stand in t->improved: accuracies on the rows that the record's own are of. */
static nn_status score_gates(const context *c, attempt *t, nn_gate_pattern *g, nn_error *err)
{
    const opts *o = c->o;
    held_out *h = (held_out *)nn_arena_get(&t->arena, sizeof *h);
    uint8_t *was = (uint8_t *)nn_arena_get(&t->arena, 4 * o->test_size),
            *is = was ? was + 2 * o->test_size : NULL;
    size_t i, j;
    nn_status s = h && was ? NN_OK : nn_error_set(err, NN_E_NOMEM, "out of memory for held-out rows");
    if (s != NN_OK) return s;
    memset(h, 0, sizeof *h);
    if (o->distinct) {
        for (i = 0; i < t->p.n && s == NN_OK; i++) s = held_make(c, t, i, &h->rows[i], err);
        if (s == NN_OK) s = held_judge(c, t, h, DEGRADED, t->degraded, err);
        if (s == NN_OK) s = held_judge(c, t, h, IMPROVED, t->improved, err);
        for (i = 0; i < t->p.n && s == NN_OK; i++) g[i] = held_figures(c, t, h, i, 1);
        return s;
    }
    for (i = 0; i < t->p.n && s == NN_OK; i++) {
        fit_set f = NN_ZERO;
        size_t x = 0, y = 0, up = 0, down = 0;
        s = held_out_rows(c, &t->p, i, &f, &t->arena, err);
        if (s == NN_OK) s = judge(c, t->degraded, &f, was, &x, &t->arena, err);
        if (s == NN_OK) s = judge(c, t->improved, &f, is, &y, &t->arena, err);
        for (j = 0; s == NN_OK && j < f.n; j++) {
            up += is[j] && !was[j];
            down += was[j] && !is[j];
        }
        memset(&g[i], 0, sizeof g[i]);
        g[i].before = (double)x / (double)(f.n ? f.n : 1);
        g[i].after = (double)y / (double)(f.n ? f.n : 1);
        g[i].std_error = nn_paired_std_error(f.n, up, down);
        g[i].related = t->rec.gate[i].related;
    }
    return s;
}
/* Numbers of a prompt as they were captured: whole / 100. */
static void as_captured(const context *c, nn_mlp *m)
{
    const double per = c->format.weight_unit > 0 ? rint(1 / c->format.weight_unit) : 1;
    size_t i;
    for (i = 0; per > 1 && i < m->n_params; i++) m->params[i] = (float)((double)m->params[i] / per);
}
static nn_status score_weights(const context *c, scores *z, uint64_t id, uint64_t attempt_no,
                               const nn_json *text, nn_json_writer *w, nn_error *err)
{
    nn_gate_pattern g[NN_PATTERN_COUNT];
    nn_gate_desc gates = c->gates;
    nn_gate_report rep;
    nn_error why = NN_ZERO;
    attempt t;
    double reference;
    size_t target;
    nn_status s = attempt_make(c, &t, id, attempt_no, err), q;     /* the degraded model and the rows, once more */
    if (s == NN_OK && !t.degraded)
        s = nn_error_set(err, NN_E_ARG, "this data set has no modification task");
    if (s != NN_OK) { attempt_free(&t); return s; }
    target = t.p.target;
    reference = t.rec.gate[target].after;
    q = nn_completion_weights(t.improved, text->v.s, text->n, &why);
    z->strict_malformed += q != NN_OK;
    q = nn_answer_weights(t.improved, text->v.s, text->n, &why);
    if (q != NN_OK) {
        z->malformed++;
        nn_json_key(w, "error");
        nn_json_string(w, why.msg);
        attempt_free(&t);
        return q == NN_E_NOMEM ? nn_error_set(err, q, "%s", why.msg) : NN_OK;
    }
    as_captured(c, t.improved);
    s = score_gates(c, &t, g, err);
    if (s == NN_OK) {
        gates.control = 0;
        rep = nn_gates_apply(&gates, g, t.p.n, target);
        z->gain += rep.target_gain;
        z->before += g[target].before;
        z->after += g[target].after;
        z->others += rep.others_mean_gain;
        z->passed += rep.verdict == NN_GATE_PASSED;
        nn_json_key(w, "target_before");
        nn_json_rounded(w, g[target].before, 6);
        nn_json_key(w, "target_after");
        nn_json_rounded(w, g[target].after, 6);
        nn_json_key(w, "reference_after");
        nn_json_rounded(w, reference, 6);
        nn_json_key(w, "others_mean_gain");
        nn_json_rounded(w, rep.others_mean_gain, 6);
        nn_json_key(w, "verdict");
        nn_json_string(w, nn_gate_name(rep.verdict));
    }
    attempt_free(&t);
    return s;
}
static void class_results(nn_app *app, const char *how, const class_sums *c, size_t asked)
{
    const double n = (double)asked;
    nn_app_count(app, nn_app_text(app, "classification_%smalformed", how), c->unread);
    nn_app_result(app, nn_app_text(app, "classification_%sexact", how), (double)c->exact / n);
    nn_app_result(app, nn_app_text(app, "classification_%sjaccard", how), c->jaccard / n);
    nn_app_result(app, nn_app_text(app, "classification_%sprecision", how), c->precision / n);
    nn_app_result(app, nn_app_text(app, "classification_%srecall", how), c->recall / n);
}
static void score_coverage(nn_app *app, const scores *z, int task, uint64_t records)
{
    const char *name = task ? "classification" : "modification";
    nn_app_count(app, nn_app_text(app, "%s_completions", name), z->asked[task]);
    nn_app_result(app, nn_app_text(app, "%s_coverage", name), (double)z->covered[task] / (double)records);
    nn_app_count(app, nn_app_text(app, "%s_repeated_ids", name), z->repeated[task]);
    nn_app_count(app, nn_app_text(app, "%s_nulls", name), z->nulls[task]);
}
static void score_results(nn_app *app, const scores *z, uint64_t records)
{
    if (z->asked[0]) {
        const double n = (double)z->asked[0], read = (double)(z->asked[0] - z->malformed);
        score_coverage(app, z, 0, records);
        nn_app_count(app, "modification_malformed", z->malformed);
        nn_app_count(app, "modification_strict_malformed", z->strict_malformed);
        nn_app_result(app, "modification_well_formed", read / n);
        /* an answer that cannot be read gains nothing */
        nn_app_result(app, "modification_target_gain", z->gain / n);
        nn_app_result(app, "modification_others_gain", z->others / n);
        if (read > 0) {
            nn_app_result(app, "modification_target_before", z->before / read);
            nn_app_result(app, "modification_target_after", z->after / read);
        }
        nn_app_result(app, "modification_gates_passed", (double)z->passed / n);
    }
    if (z->asked[1]) {
        score_coverage(app, z, 1, records);
        class_results(app, "", &z->strict, z->asked[1]);
        class_results(app, "flexible_", &z->flexible, z->asked[1]);
    }
}
static int cmd_score(nn_app *app, opts *o)
{
    static context c;
    static char no_text[1];
    book b;
    nn_jsonl *in = NULL;
    nn_json *v = NULL;
    nn_error e = NN_ZERO;
    nn_buf out = NN_ZERO;
    scores z;
    nn_status s = book_read(&b, app->args[0], &e);
    const char *path = nn_app_text(app, "%s.scores.jsonl", o->completions);
    memset(&z, 0, sizeof z);
    if (s == NN_OK) s = nn_app_file_open(app, path, &e);
    if (s == NN_OK) s = context_make(&c, app, o, 1, &e);
    if (s == NN_OK) s = nn_jsonl_open(&in, o->completions, NULL, NULL, &e);
    if (s == NN_OK) {
        z.seen = (uint8_t *)calloc(b.count ? b.count : 1, 1);
        if (!z.seen) s = nn_error_set(&e, NN_E_NOMEM, "out of memory");
    }
    while (s == NN_OK && (s = nn_jsonl_next(in, &v, &e)) == NN_OK && v) {
        int64_t id = nn_json_int(nn_json_get(v, "example_id"), -1);
        const nn_json *text = nn_json_get(v, "completion");
        const char *task = nn_json_str(nn_json_get(v, "task"), "");
        const int modification = strcmp(task, "modification") == 0;
        nn_json nothing;
        nn_json_writer w = NN_ZERO;
        uint64_t at;
        if (id < (int64_t)b.is.lo || (uint64_t)id >= b.is.lo + b.count || !text ||
            (text->type != NN_JSON_STRING && text->type != NN_JSON_NULL) ||
            (!modification && strcmp(task, "classification") != 0)) {
            s = nn_error_at(&e, NN_E_FORMAT, 0, nn_jsonl_line(in), 1,
                            "%s:%zu: expected {\"example_id\": %llu..%llu, \"task\": "
                            "\"modification\" or \"classification\", \"completion\": text or null}",
                            o->completions, nn_jsonl_line(in), (unsigned long long)b.is.lo,
                            (unsigned long long)(b.is.lo + b.count) - 1);
            break;
        }
        at = (uint64_t)id - b.is.lo;
        z.asked[!modification]++;
        if (z.seen[at] >> !modification & 1) z.repeated[!modification]++;
        else z.covered[!modification]++;
        z.seen[at] = (uint8_t)(z.seen[at] | 1 << !modification);
        /* no answer at all is an empty one */
        if (text->type == NN_JSON_NULL) {
            z.nulls[!modification]++;
            nothing = *text;
            nothing.type = NN_JSON_STRING;
            nothing.v.s = no_text;
            nothing.n = 0;
            text = &nothing;
        }
        w.buf = &out;
        w.spaced = 1;
        w.lines = 1;
        nn_json_begin_object(&w);
        nn_json_key(&w, "example_id");
        nn_json_i64(&w, id);
        nn_json_key(&w, "task");
        nn_json_string(&w, task);
        s = modification ? score_weights(&c, &z, (uint64_t)id, b.e[at].attempt, text, &w, &e) :
                           score_patterns(&c, &z, &b, app->args[0], at, text->v.s, text->n, &w, &e);
        if (s != NN_OK) break;
        nn_json_end(&w);
        s = nn_json_finish(&w, &e);
    }
    nn_jsonl_close(in);
    if (s == NN_OK) s = nn_file_write(path, out.data ? (const void *)out.data : "", out.len, NULL, &e);
    nn_buf_free(&out);
    if (s == NN_OK) score_results(app, &z, b.count);
    free(z.seen);
    book_free(&b);
    if (s != NN_OK) return nn_app_finish(app, &e);
    nn_app_result_text(app, "scores", path);
    nn_app_say(app, "what may be read out of these records without reading them: interpreter_data baseline %s",
               app->args[0]);
    return nn_app_finish(app, NULL);
}
/* ---- baseline: what plain classifiers read out of the records ------------ */
/* Logistic regressions from features that do not depend on the order of the neurons to each pattern:
 * of the signature, of the weights, of both, beside the majority. Read from the data set, nothing is
 * trained again. The last quarter of the records is the test. */
enum { BASE_GROUPS = 5, BASE_STATS = 4, BASE_MOST = 20000 };
enum { BASE_MAJORITY, BASE_SIGNATURE, BASE_WEIGHTS, BASE_BOTH, BASE_KINDS };
static const char *const base_names[BASE_KINDS] = { "majority", "signature", "weights", "both" };
/* Depth differs from record to record, so layers are grouped: the first two hidden layers, the last
 * two, and the rest. */
static size_t layer_group(size_t l, size_t hidden)
{
    return l == 0 ? 0 : l + 1 == hidden ? 4 : l == 1 && hidden > 3 ? 1 : l + 2 == hidden ? 3 : 2;
}
typedef struct moments { double n, sum, sq, lo, hi; } moments;
static void moments_add(moments *m, double v)
{
    if (m->n == 0 || v < m->lo) m->lo = v;
    if (m->n == 0 || v > m->hi) m->hi = v;
    m->n++;
    m->sum += v;
    m->sq += v * v;
}
static void moments_put(const moments *m, double *out)
{
    const double mean = m->n > 0 ? m->sum / m->n : 0;
    out[0] = mean;
    out[1] = m->n > 0 ? sqrt(fabs(m->sq / m->n - mean * mean)) : 0;
    out[2] = m->n > 0 ? m->lo : 0;
    out[3] = m->n > 0 ? m->hi : 0;
}
/* value number w of a neuron's profile {method: value or list}; NULL = it has fewer */
static const nn_json *profile_value(const nn_json *profile, size_t w)
{
    const nn_json *v, *e;
    for (v = profile ? profile->v.first : NULL; v; v = v->next) {
        if (v->type != NN_JSON_ARRAY) { if (w-- == 0) return v; continue; }
        for (e = v->v.first; e; e = e->next) if (w-- == 0) return e;
    }
    return NULL;
}
/* Of each group of layers and each value of a profile the mean, deviation, least and largest over its
 * neurons; and the logit's own profile. Returns how many, 0 = they do not fit. */
static size_t signature_features(double *out, size_t cap, const nn_json *signature)
{
    const nn_json *layers = nn_json_get(signature, "neuron_activations"), *l, *p, *v, *last = NULL;
    size_t hidden, W = 0, w, i, n = 0;
    if (!layers || layers->type != NN_JSON_OBJECT || layers->n < 2) return 0;
    hidden = layers->n - 1;
    for (l = layers->v.first; l; l = l->next) last = nn_json_get(l, "neuron_profiles");
    /* the logit's layer has the fewest axes */
    if (!last || last->type != NN_JSON_OBJECT || !last->n) return 0;
    while (profile_value(last->v.first, W)) W++;
    if (!W || (BASE_GROUPS * BASE_STATS + 1) * W > cap) return 0;
    for (w = 0; w < W; w++) {
        moments m[BASE_GROUPS];
        memset(m, 0, sizeof m);
        for (l = layers->v.first, i = 0; l && i < hidden; l = l->next, i++) {
            const nn_json *neurons = nn_json_get(l, "neuron_profiles");
            for (p = neurons ? neurons->v.first : NULL; p; p = p->next)
                if ((v = profile_value(p, w)) != NULL) moments_add(&m[layer_group(i, hidden)], nn_json_num(v, 0));
        }
        for (i = 0; i < BASE_GROUPS; i++, n += BASE_STATS) moments_put(&m[i], out + n);
        out[n++] = nn_json_num(profile_value(last->v.first, w), 0);
    }
    return n;
}
/* What the logit takes of each neuron of the first layer when the activations are left out: e = w W_n .. W_1,
 * as malloc'd [*n] values; NULL = the layers do not fit together, or memory is out. */
static double *read_out(const nn_json *weights, size_t *n)
{
    const nn_json *layer[65], *v, *r, *x;
    double *e = NULL, *next;
    size_t layers = 0, l, j;
    for (v = weights->v.first; v; v = v->next)
        if (v->type == NN_JSON_ARRAY && v->v.first && v->v.first->type == NN_JSON_ARRAY) {
            if (layers == 65) return NULL;
            layer[layers++] = v;
        }
    *n = 1;
    for (l = layers; l-- > 1; free(e), e = next) {
        const size_t rows = layer[l]->n, cols = layer[l]->v.first->n;
        next = rows == *n ? (double *)calloc(cols ? cols : 1, sizeof *next) : NULL;
        for (r = layer[l]->v.first, j = 0; r && next; r = r->next, j++) {
            size_t i = 0;
            for (x = r->v.first; x && i < cols; x = x->next, i++) next[i] += (e ? e[j] : 1) * nn_json_num(x, 0);
        }
        *n = cols;
        if (!next) { free(e); return NULL; }
    }
    return e;
}
/* Of the first layer W [rows, n_in], with e the read-out of its neurons: the upper triangles of W^T W and of
 * W^T diag(e / max |e|) W, the statistics of the columns, e W / sum |e| and its signs: what the neurons see
 * of each input and of each pair, and whether it speaks for the logit. A wide input is summed over positions
 * and over letters first. */
static size_t first_layer_features(double *out, size_t cap, const nn_json *rows, const double *e, const context *c)
{
    const size_t V = c->o->vocab, L = c->o->length, n_in = c->o->input ? L : V * L, wide = n_in > 100;
    const size_t C = wide ? V + L : n_in, pairs = C * (C + 1) / 2, need = 2 * pairs + (BASE_STATS + 2) * C;
    double *row, *straight = out + 2 * pairs + BASE_STATS * C, most = 0, all = 0;
    moments *m;
    const nn_json *r, *x;
    size_t i, j, k, n;
    if (need > cap) return 0;
    row = (double *)malloc(C * sizeof *row);
    m = (moments *)calloc(C, sizeof *m);
    for (i = 0; i < need; i++) out[i] = 0;
    for (k = 0; k < rows->n; k++) {
        all += fabs(e[k]);
        if (fabs(e[k]) > most) most = fabs(e[k]);
    }
    for (r = rows->v.first, k = 0; r && row && m; r = r->next, k++) {
        const double share = most > 0 ? e[k] / most : 0;
        for (i = 0; i < C; i++) row[i] = 0;
        for (x = r->v.first, i = 0; x && i < n_in; x = x->next, i++) {
            const double v = nn_json_num(x, 0);
            if (!wide) row[i] = v;
            else { row[i % V] += v; row[V + i / V] += v; }
        }
        for (i = n = 0; i < C; i++) {
            moments_add(&m[i], row[i]);
            straight[i] += all > 0 ? e[k] * row[i] / all : 0;
            for (j = i; j < C; j++, n++) {
                out[n] += row[i] * row[j];
                out[pairs + n] += share * row[i] * row[j];
            }
        }
    }
    for (i = 0, n = 2 * pairs; i < C && m; i++, n += BASE_STATS) moments_put(&m[i], out + n);
    for (i = 0; i < C; i++) straight[C + i] = straight[i] > 0 ? 1 : straight[i] < 0 ? -1 : 0;
    n = row && m ? need : 0;
    free(row);
    free(m);
    return n;
}
/* and of the further layers the statistics of weights and of biases, by group; the last bias alone */
static size_t weight_features(double *out, size_t cap, const nn_json *weights, const context *c)
{
    const nn_json *v, *r, *e;
    moments m[2 * BASE_GROUPS];
    size_t i, l = 0, layers, n = 0;
    double *take;
    if (!weights || weights->type != NN_JSON_OBJECT || weights->n < 2) return 0;
    take = read_out(weights, &i);
    if (take && weights->v.first->type == NN_JSON_ARRAY && weights->v.first->n == i)
        n = first_layer_features(out, cap, weights->v.first, take, c);
    free(take);
    if (!n || n + 2 * BASE_GROUPS * BASE_STATS + 1 > cap) return 0;
    layers = weights->n / 2;
    memset(m, 0, sizeof m);
    for (v = weights->v.first; v; v = v->next, l++) {
        const size_t g = layer_group(l / 2, layers);
        if (v->type != NN_JSON_ARRAY) return 0;
        for (r = v->v.first; r; r = r->next) {
            if (r->type != NN_JSON_ARRAY) { moments_add(&m[BASE_GROUPS + g], nn_json_num(r, 0)); continue; }
            for (e = r->v.first; e; e = e->next) moments_add(&m[g], nn_json_num(e, 0));
        }
        if (!v->next) out[n + 2 * BASE_GROUPS * BASE_STATS] = nn_json_num(v->v.first, 0);
    }
    for (i = 0; i < 2 * BASE_GROUPS; i++, n += BASE_STATS) moments_put(&m[i], out + n);
    return n + 1;
}
typedef struct base {
    size_t n, n_train, d_sig, d;
    double *x;                       /* [n, d]: the signature's features first                     */
    uint32_t *truth;                 /* bit i = pattern id i is listed                             */
    uint32_t *guess[BASE_KINDS];
} base;
static void base_free(base *z)
{
    size_t i;
    free(z->x);
    free(z->truth);
    for (i = 0; i < BASE_KINDS; i++) free(z->guess[i]);
}
/* {tensor: values, ...} of a prompt: its fenced objects whose first key names a weight, as one. */
static nn_status prompt_weights(nn_buf *out, const char *text, nn_error *err)
{
    static const char fence[] = "```json\n{\"";
    nn_status s = NN_OK;
    out->len = 0;
    while (s == NN_OK && (text = strstr(text, fence)) != NULL) {
        const char *key = text + sizeof fence - 1, *end = strstr(key, "}\n```"), *quote = strchr(key, '"');
        text = key;
        if (!end || !quote || quote - key < 7 || memcmp(quote - 7, ".weight", 7) != 0) continue;
        s = nn_buf_text(out, out->len ? ", \"" : "{\"", err);
        if (s == NN_OK) s = nn_buf_put(out, key, (size_t)(end - key), err);
    }
    return s == NN_OK && out->len ? nn_buf_text(out, "}", err) : s;
}
/* The weights that a row holds, as text: their own column, a completion, or the prompt that shows them. */
static nn_status weights_text(nn_buf *out, const nn_json *row, int degraded, nn_error *err)
{
    static const char *const columns[2][2] = { { "improved_model_weights", "modification_completion" },
                                               { "degraded_model_weights", "" } };
    size_t i;
    out->len = 0;
    for (i = 0; i < 2; i++) {
        const nn_json *v = nn_json_get(row, columns[degraded][i]);
        if (v && v->type == NN_JSON_STRING && v->n) return nn_buf_put(out, v->v.s, v->n, err);
    }
    return prompt_weights(out, nn_json_str(nn_json_get(row, degraded ? "modification_prompt" :
                                                                       "classification_prompt"), ""), err);
}
static nn_status row_weights(nn_json **weights, nn_arena *arena, const nn_json *row, nn_error *err)
{
    nn_buf own = NN_ZERO;
    nn_status s = weights_text(&own, row, 0, err);
    if (s == NN_OK && own.len)
        s = nn_json_parse(weights, arena, (const char *)own.data, own.len, "weights", NULL, err);
    nn_buf_free(&own);
    return s;
}
static nn_status base_row(base *z, const context *c, size_t i, const char *text, size_t n, double *row,
                          size_t cap, nn_error *err)
{
    nn_arena arena = NN_ZERO;
    nn_json *root = NULL, *weights = NULL, *signature = NULL;
    const nn_json *v;
    truth t;
    size_t a = 0, b = 0, j;
    nn_status s = nn_json_parse(&root, &arena, text, n, "record", NULL, err);
    if (s == NN_OK) s = truth_of(&t, text, n, c->o->vocab, err);
    v = s == NN_OK ? nn_json_get(root, "improved_signature") : NULL;
    if (v && v->type == NN_JSON_STRING) s = nn_json_parse(&signature, &arena, v->v.s, v->n,
        "improved_signature", NULL, err);
    if (s == NN_OK) s = row_weights(&weights, &arena, root, err);
    if (s == NN_OK) {
        a = signature_features(row, cap, signature);
        b = weight_features(row + a, cap - a, weights, c);
        if (!a || !b) s = nn_error_set(err, NN_E_FORMAT, "record %zu: no signature, or no weights, to read", i);
    }
    if (s == NN_OK && !z->x) {
        z->d_sig = a;
        z->d = a + b;
        z->x = (double *)malloc(z->n * z->d * sizeof *z->x);
        if (!z->x) s = nn_error_set(err, NN_E_NOMEM, "out of memory for %zu features", z->n * z->d);
    }
    if (s == NN_OK && (a != z->d_sig || a + b != z->d))
        s = nn_error_set(err, NN_E_FORMAT, "record %zu: %zu features, expected %zu", i, a + b, z->d);
    if (s == NN_OK) {
        memcpy(z->x + i * z->d, row, z->d * sizeof *row);
        for (j = 0; j < t.n_want; j++) z->truth[i] |= 1u << t.want[j].id;
    }
    nn_arena_free(&arena);
    return s;
}
static nn_status base_read(base *z, const context *c, const book *b, const char *dir, nn_error *err)
{
    enum { CAP = 16384 };
    double *row = (double *)malloc(CAP * sizeof *row);
    nn_buf line = NN_ZERO;
    size_t i, j;
    nn_status s = row ? NN_OK : nn_error_set(err, NN_E_NOMEM, "out of memory for features");
    for (i = 0; i < z->n && s == NN_OK; i++) {
        line.len = 0;
        s = entry_read(b, dir, i, &line, err);
        if (s == NN_OK) s = base_row(z, c, i, (const char *)line.data, line.len, row, CAP, err);
    }
    nn_buf_free(&line);
    free(row);
    for (j = 0; j < z->d && s == NN_OK; j++) {         /* standardized by the training part */
        double m = 0, v = 0;
        for (i = 0; i < z->n_train; i++) m += z->x[i * z->d + j];
        m /= (double)z->n_train;
        for (i = 0; i < z->n_train; i++) v += (z->x[i * z->d + j] - m) * (z->x[i * z->d + j] - m);
        v = sqrt(v / (double)z->n_train);
        for (i = 0; i < z->n; i++) z->x[i * z->d + j] = v > 0 ? (z->x[i * z->d + j] - m) / v : 0;
    }
    return s;
}
/* One pattern from one kind of features: guesses of the test part. */
static nn_status base_fit(base *z, int kind, unsigned p, int threads, nn_error *err)
{
    const size_t from = kind == BASE_WEIGHTS ? z->d_sig : 0, to = kind == BASE_SIGNATURE ? z->d_sig : z->d;
    const size_t d = to - from;
    double *x = (double *)malloc(z->n * d * sizeof *x);
    int64_t *y = (int64_t *)malloc(2 * z->n * sizeof *y);
    size_t i, shape[2];
    nn_linear m = NN_ZERO;
    nn_logistic_desc ld = NN_ZERO;
    nn_status s = x && y ? NN_OK : nn_error_set(err, NN_E_NOMEM, "out of memory for %zu features", z->n * d);
    for (i = 0; i < z->n && s == NN_OK; i++) {
        memcpy(x + i * d, z->x + i * z->d + from, d * sizeof *x);
        y[i] = z->truth[i] >> p & 1u;
    }
    if (s == NN_OK) {
        nn_tensor train, test;
        shape[0] = z->n_train;
        shape[1] = d;
        train = nn_tensor_view(x, NN_F64, 2, shape);
        shape[0] = z->n - z->n_train;
        test = nn_tensor_view(x + z->n_train * d, NN_F64, 2, shape);
        ld.lambda = 100;
        ld.n_classes = 2;
        ld.tol = 1e-6;
        ld.threads = threads;
        s = nn_logistic_fit(&m, &train, y, &ld, err);
        if (s == NN_OK) s = nn_linear_predict(y + z->n, &m, &test, err);
        for (i = z->n_train; i < z->n && s == NN_OK; i++)
            if (y[z->n + i - z->n_train]) z->guess[kind][i] |= 1u << p;
        nn_linear_free(&m);
    }
    free(x);
    free(y);
    return s;
}
static double jaccard_of(uint32_t a, uint32_t b)
{
    size_t i, both = 0, any = 0;
    for (i = 0; i < 32; i++) {
        both += (a & b) >> i & 1u;
        any += (a | b) >> i & 1u;
    }
    return any ? (double)both / (double)any : 1;
}
/* Figures of one kind over the test part, exact with Wilson's interval, Jaccard with a t interval. */
static nn_status base_results(nn_app *app, const base *z, int kind, uint32_t used, app_sb *card, nn_error *err)
{
    static const char *const what[BASE_KINDS] = {
        "chance: the majority of each pattern", "logistic regression, signature", "logistic regression, weights",
        "logistic regression, both"
    };
    const size_t n = z->n - z->n_train;
    const char *name = base_names[kind];
    double *j = (double *)malloc(n * sizeof *j), right = 0, cells = 0, exact = 0;
    nn_interval e, q;
    size_t i, p;
    if (!j) return nn_error_set(err, NN_E_NOMEM, "out of memory for %zu records", n);
    for (i = 0; i < n; i++) {
        const uint32_t a = z->truth[z->n_train + i], b = z->guess[kind][z->n_train + i];
        exact += a == b;
        j[i] = jaccard_of(a, b);
        for (p = 0; p < NN_PATTERN_COUNT; p++) {
            if (!(used >> p & 1u)) continue;
            right += (a >> p & 1u) == (b >> p & 1u);
            cells++;
        }
    }
    e = nn_wilson(exact, (double)n, 0);
    q = nn_mean_interval(j, n, 0);
    right = cells > 0 ? right / cells : 0;
    nn_app_result(app, nn_app_text(app, "%s.mean_accuracy", name), right);
    nn_app_result(app, nn_app_text(app, "%s.exact", name), e.mean);
    nn_app_result(app, nn_app_text(app, "%s.exact_low", name), e.lo);
    nn_app_result(app, nn_app_text(app, "%s.exact_high", name), e.hi);
    nn_app_result(app, nn_app_text(app, "%s.jaccard", name), q.mean);
    nn_app_result(app, nn_app_text(app, "%s.jaccard_low", name), q.lo);
    nn_app_result(app, nn_app_text(app, "%s.jaccard_high", name), q.hi);
    app_sb_f(card, "| %s | %.3f | %.3f (%.3f to %.3f) | %.3f (%.3f to %.3f) |\n", what[kind], right, e.mean, e.lo,
             e.hi, q.mean, q.lo, q.hi);
    free(j);
    return NN_OK;
}
/* ---- baselines of the modification task: what is gained without learning to read ---- */
/* The degraded model copied; its final bias raised by half a standard deviation of its logits over the
 * probe set; its last layer moved, by least squares, so that the target's probes are accepted and the
 * others stay where they are; and the completions themselves. No model is trained: weights are those
 * that the rows hold, judged on the rows that the records' own accuracies are of. */
enum { MOD_COPY, MOD_BIAS, MOD_LAST, MOD_REFERENCE, MOD_KINDS };
static const char *const mod_names[MOD_KINDS] = { "copy", "bias_shift", "last_layer", "reference" };
typedef struct modify {
    size_t n;
    double *before, *after[MOD_KINDS], *others[MOD_KINDS];     /* [n] */
    size_t passed[MOD_KINDS];
} modify;
static void modify_free(modify *z)
{
    size_t i;
    free(z->before);
    for (i = 0; i < MOD_KINDS; i++) { free(z->after[i]); free(z->others[i]); }
}
static nn_status modify_room(modify *z, size_t n, nn_error *err)
{
    size_t i, bad;
    z->before = (double *)calloc(n, sizeof *z->before);
    for (i = 0, bad = !z->before; i < MOD_KINDS; i++) {
        z->after[i] = (double *)calloc(n, sizeof **z->after);
        z->others[i] = (double *)calloc(n, sizeof **z->others);
        bad += !z->after[i] || !z->others[i];
    }
    return bad ? nn_error_set(err, NN_E_NOMEM, "out of memory for %zu records", n) : NN_OK;
}
static int double_order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
/* What the last layer lacks on the target's probes: rise [n] = how much higher a logit has to be, weight
 * [n] so that both sides count the same. A probe of the target is to reach the median of the accepted
 * logits, or 1. Returns how many probes the target has. */
static size_t modify_lack(const context *c, nn_pattern_use target, const float *z, double *rise, double *weight)
{
    const size_t L = c->o->length;
    size_t i, j, have = 0, accepted = 0;
    double goal = 1;
    for (i = 0; i < c->n_probe; i++) if (z[i] > 0) rise[accepted++] = (double)z[i];
    if (accepted) {
        qsort(rise, accepted, sizeof *rise, double_order);
        goal = nn_quantile_sorted(rise, accepted, 0.5);
    }
    for (i = 0; i < c->n_probe; i++) {
        uint8_t seq[NN_PATTERN_LENGTH_MAX];
        for (j = 0; j < L; j++) seq[j] = (uint8_t)c->probe_tokens[i * L + j];
        weight[i] = nn_pattern_match(&c->space, target, seq) != 0;
        rise[i] = weight[i] > 0 && (double)z[i] < goal ? goal - (double)z[i] : 0;
        have += weight[i] > 0;
    }
    for (i = 0; i < c->n_probe && have; i++)
        weight[i] = weight[i] > 0 ? 0.5 / (double)have : 0.5 / (double)(c->n_probe > have ? c->n_probe - have : 1);
    return have;
}
/* m, a copy of the degraded model, with its last layer moved: as `kind` says. */
static nn_status modify_last(const context *c, nn_mlp *m, nn_pattern_use target, int kind, nn_error *err)
{
    nn_mlp_layer *last = &m->layers[m->n_layers - 1];
    double *rise = (double *)malloc(2 * c->n_probe * sizeof *rise), mean = 0, sq = 0;
    nn_capture cap = NN_ZERO;
    const float *z;
    size_t i;
    nn_status s = rise ? nn_capture_run(&cap, m, input_of(c, c->probe_tokens, c->probe_x), c->n_probe, NULL,
                                        NULL, err) :
                         nn_error_set(err, NN_E_NOMEM, "out of memory for %zu probes", c->n_probe);
    if (s != NN_OK) { free(rise); return s; }
    z = nn_capture_layer(&cap, m->n_layers - 1, 0);
    if (kind == MOD_BIAS) {
        for (i = 0; i < c->n_probe; i++) mean += (double)z[i] / (double)c->n_probe;
        for (i = 0; i < c->n_probe; i++) sq += ((double)z[i] - mean) * ((double)z[i] - mean);
        last->bias[0] += (float)(0.5 * sqrt(sq / (double)c->n_probe));
    } else if (modify_lack(c, target, z, rise, rise + c->n_probe)) {
        const size_t d = last->n_in, shape[2] = { c->n_probe, d };
        nn_tensor x = nn_tensor_view((void *)(uintptr_t)nn_capture_layer(&cap, m->n_layers - 2, 1), NN_F32, 2, shape),
                  y = nn_tensor_view(rise, NN_F64, 1, shape);
        nn_linear fit = NN_ZERO;
        nn_ridge_desc rd = NN_ZERO;
        for (i = 0; i < c->n_probe * d; i++) sq += (double)nn_f32(&x)[i] * (double)nn_f32(&x)[i];
        rd.weight = rise + c->n_probe;
        rd.lambda = 1e-3 * sq / (double)(c->n_probe * d) + 1e-9;
        s = nn_ridge_fit(&fit, &x, &y, &rd, err);
        for (i = 0; s == NN_OK && i < d; i++) last->weight[i] += (float)((const double *)fit.coef.data)[i];
        if (s == NN_OK) last->bias[0] += (float)((const double *)fit.intercept.data)[0];
        nn_linear_free(&fit);
    }
    nn_capture_free(&cap);
    free(rise);
    return s;
}
/* The two models of a row: as its prompt or its columns print them. */
static nn_status modify_models(const context *c, attempt *t, const char *text, size_t n, nn_mlp **repaired,
                               nn_error *err)
{
    nn_arena arena = NN_ZERO;
    nn_json *root = NULL;
    nn_buf own = NN_ZERO;
    nn_status s = nn_json_parse(&root, &arena, text, n, "record", NULL, err);
    if (s == NN_OK) s = plan_model(c, &t->p, &t->degraded, err);
    if (s == NN_OK) s = plan_model(c, &t->p, &t->improved, err);
    if (s == NN_OK) s = plan_model(c, &t->p, repaired, err);
    if (s == NN_OK) s = weights_text(&own, root, 1, err);
    if (s == NN_OK) s = nn_completion_weights(t->degraded, (const char *)own.data, own.len, err);
    if (s == NN_OK) s = weights_text(&own, root, 0, err);
    if (s == NN_OK) s = nn_completion_weights(*repaired, (const char *)own.data, own.len, err);
    if (s == NN_OK) { as_captured(c, t->degraded); as_captured(c, *repaired); }
    nn_buf_free(&own);
    nn_arena_free(&arena);
    return s;
}
static nn_status modify_row(modify *z, const context *c, uint64_t id, uint64_t attempt_no, const nn_buf *row,
                            nn_error *err)
{
    attempt t;
    nn_mlp *repaired = NULL;
    nn_gate_desc gates = c->gates;
    size_t i;
    int kind;
    nn_status s;
    memset(&t, 0, sizeof t);
    gates.control = 0;
    s = plan_make(c, &t.p, id, attempt_no, err);
    if (s == NN_OK) s = modify_models(c, &t, (const char *)row->data, row->len, &repaired, err);
    for (i = 0; s == NN_OK && i < t.p.n; i++)
        t.rec.gate[i].related = i != t.p.target &&
                                (nn_pattern_within(&c->space, t.p.uses[i], t.p.uses[t.p.target]) ||
                                 nn_pattern_within(&c->space, t.p.uses[t.p.target], t.p.uses[i]));
    for (kind = 0; s == NN_OK && kind < MOD_KINDS; kind++) {
        nn_gate_pattern g[NN_PATTERN_COUNT];
        nn_gate_report rep;
        const nn_mlp *from = kind == MOD_REFERENCE ? repaired : t.degraded;
        memcpy(t.improved->params, from->params, from->n_params * sizeof *from->params);
        if (kind == MOD_BIAS || kind == MOD_LAST) {
            s = modify_last(c, t.improved, t.p.uses[t.p.target], kind, err);
            round_weights(t.improved, c->o->decimals);       /* an answer is printed like any other */
        }
        if (s == NN_OK) s = score_gates(c, &t, g, err);
        if (s != NN_OK) break;
        rep = nn_gates_apply(&gates, g, t.p.n, t.p.target);
        z->before[z->n] = g[t.p.target].before;
        z->after[kind][z->n] = g[t.p.target].after;
        z->others[kind][z->n] = rep.others_mean_gain;
        z->passed[kind] += rep.verdict == NN_GATE_PASSED;
    }
    if (s == NN_OK) z->n++;
    nn_mlp_destroy(repaired);
    attempt_free(&t);
    return s;
}
static nn_status modify_read(modify *z, const context *c, const book *b, const char *dir, size_t from, size_t to,
                             nn_error *err)
{
    nn_buf line = NN_ZERO;
    size_t i;
    nn_status s = modify_room(z, to - from, err);
    for (i = from; i < to && s == NN_OK; i++) {
        line.len = 0;
        s = entry_read(b, dir, i, &line, err);
        if (s == NN_OK) s = modify_row(z, c, b->is.lo + i, b->e[i].attempt, &line, err);
    }
    nn_buf_free(&line);
    return s;
}
static nn_status modify_results(nn_app *app, const modify *z, app_sb *card, nn_error *err)
{
    static const char *const what[MOD_KINDS] = {
        "chance: the degraded model copied", "final bias + half a deviation of the logits",
        "last layer by least squares on the target's probes", "a perfect reader: the completions"
    };
    nn_bootstrap_desc d = NN_ZERO;
    int kind;
    app_sb_f(card, "\n| modification | the target's accuracy, gain | the others', mean gain | pass the gates |\n"
                   "|---|---|---|---|\n");
    for (kind = 0; kind < MOD_KINDS; kind++) {
        const char *name = mod_names[kind];
        const nn_interval others = nn_mean_interval(z->others[kind], z->n, 0),
                          passed = nn_wilson((double)z->passed[kind], (double)z->n, 0);
        nn_interval gain = NN_ZERO;
        double mean = 0;
        size_t i;
        nn_status s = nn_bootstrap_paired(&gain, z->after[kind], z->before, z->n, NULL, &d, err);
        if (s != NN_OK) return s;
        for (i = 0; i < z->n; i++) mean += (z->after[kind][i] - z->before[i]) / (double)z->n;
        nn_app_result(app, nn_app_text(app, "%s.target_gain", name), mean);
        nn_app_result(app, nn_app_text(app, "%s.target_gain_low", name), gain.lo);
        nn_app_result(app, nn_app_text(app, "%s.target_gain_high", name), gain.hi);
        nn_app_result(app, nn_app_text(app, "%s.others_gain", name), others.mean);
        nn_app_result(app, nn_app_text(app, "%s.gates_passed", name), passed.mean);
        nn_app_result(app, nn_app_text(app, "%s.gates_passed_low", name), passed.lo);
        nn_app_result(app, nn_app_text(app, "%s.gates_passed_high", name), passed.hi);
        app_sb_f(card, "| %s | %.3f (%.3f to %.3f) | %.3f | %.3f (%.3f to %.3f) |\n", what[kind], mean, gain.lo,
                 gain.hi, others.mean, passed.mean, passed.lo, passed.hi);
    }
    return NN_OK;
}
/* Patterns one by one: guesses of every kind, and how many of them are right. *used gets those that some
 * records of the training part list and some do not; what all list, or none, is the majority's in every kind. */
static nn_status base_patterns(nn_app *app, base *z, const context *c, uint32_t *used, nn_error *err)
{
    size_t i;
    unsigned p;
    int kind;
    nn_status s = NN_OK;
    /* not only those that the set draws: a model is asked about all that there are */
    for (p = 0; p < NN_PATTERN_COUNT && s == NN_OK; p++) {
        size_t pos = 0, right[BASE_KINDS] = { 0, 0, 0, 0 };
        for (i = 0; i < z->n_train; i++) pos += z->truth[i] >> p & 1u;
        if (2 * pos > z->n_train)
            for (i = z->n_train; i < z->n; i++) z->guess[BASE_MAJORITY][i] |= 1u << p;
        for (kind = BASE_SIGNATURE; kind < BASE_KINDS && s == NN_OK; kind++)
            if (pos && pos < z->n_train) s = base_fit(z, kind, p, c->threads, err);
            else if (pos)
                for (i = z->n_train; i < z->n; i++) z->guess[kind][i] |= 1u << p;
        if (!pos || pos == z->n_train) continue;
        *used |= 1u << p;
        for (i = z->n_train; i < z->n && s == NN_OK; i++)
            for (kind = 0; kind < BASE_KINDS; kind++)
                right[kind] += (z->guess[kind][i] >> p & 1u) == (z->truth[i] >> p & 1u);
        for (kind = 0; kind < BASE_KINDS && s == NN_OK; kind++)
            nn_app_result(app, nn_app_text(app, "%s.accuracy.%s", base_names[kind], nn_pattern_name((nn_pattern)p)),
                          (double)right[kind] / (double)(z->n - z->n_train));
    }
    return s;
}
static nn_status base_classify(nn_app *app, base *z, const context *c, const book *b, app_sb *card, nn_error *err)
{
    uint32_t used = 0;
    size_t i;
    int kind;
    nn_status s = NN_OK;
    z->truth = (uint32_t *)calloc(z->n, sizeof *z->truth);
    for (i = 0; i < BASE_KINDS; i++) {
        z->guess[i] = (uint32_t *)calloc(z->n, sizeof **z->guess);
        if (!z->guess[i] || !z->truth) s = nn_error_set(err, NN_E_NOMEM, "out of memory for %zu records", z->n);
    }
    if (s == NN_OK) s = base_read(z, c, b, app->args[0], err);
    if (s == NN_OK) s = base_patterns(app, z, c, &used, err);
    if (s != NN_OK) return s;
    nn_app_count(app, "training_records", z->n_train);
    nn_app_count(app, "test_records", z->n - z->n_train);
    nn_app_count(app, "features", z->d);
    app_sb_str(card, "\n| classification | right per pattern | exact | Jaccard |\n|---|---|---|---|\n");
    for (kind = 0; kind < BASE_KINDS && s == NN_OK; kind++) s = base_results(app, z, kind, used, card, err);
    /* of labels as drawn nobody knows what the models make of them */
    if (c->o->behaviour_labels && c->o->distinct)
        app_sb_str(card, "| a perfect reader: what the model accepts | 1 | 1 | 1 |\n");
    return s;
}
/* The card of DIR, with these lines at its end in place of those of an earlier `baseline --card`. */
static const char card_mark[] = "\n## What a reader has to beat\n";
static nn_status card_append(nn_app *app, const char *dir, const app_sb *lines, nn_error *err)
{
    nn_buf old = NN_ZERO;
    char path[NN_MAX_PATH_BYTES];
    char *at;
    nn_status s = nn_path_join(path, sizeof path, dir, "README.md", err);
    if (s == NN_OK) s = nn_file_read(&old, path, NULL, err);
    if (s == NN_OK) {
        at = strstr((char *)old.data, card_mark);
        if (at) old.len = (size_t)(at - (char *)old.data);
        s = nn_buf_put(&old, lines->s, lines->n, err);
    }
    if (s == NN_OK) s = put_file(dir, "README.md", old.data, old.len, err);
    if (s == NN_OK) nn_app_result_text(app, "card", path);
    nn_buf_free(&old);
    return s;
}
static int cmd_baseline(nn_app *app, opts *o)
{
    static context c;
    book b;
    base z;
    modify m;
    app_sb card = { NULL, 0, 0, 0 };
    nn_error e = NN_ZERO;
    nn_status s = book_read(&b, app->args[0], &e);
    memset(&z, 0, sizeof z);
    memset(&m, 0, sizeof m);
    if (s == NN_OK) s = context_make(&c, app, o, 1, &e);
    if (s == NN_OK && b.count < 20)
        s = nn_error_set(&e, NN_E_ARG, "%s: expected at least 20 records, got %zu", app->args[0], b.count);
    if (s != NN_OK) return nn_app_finish(app, &e);
    z.n = b.count < BASE_MOST ? b.count : BASE_MOST;
    z.n_train = z.n - z.n / 4;
    app_sb_f(&card, "%s\nBy `interpreter_data baseline`, on the last %zu of %zu records, intervals of 95 %%. Rows of "
                    "plain classifiers and of edits that read nothing; no subject model was trained again.\n",
             card_mark, z.n - z.n_train, z.n);
    if (o->classification) s = base_classify(app, &z, &c, &b, &card, &e);
    if (s == NN_OK && o->modification) s = modify_read(&m, &c, &b, app->args[0], z.n_train, z.n, &e);
    if (s == NN_OK && o->modification) s = modify_results(app, &m, &card, &e);
    if (s == NN_OK && card.bad) s = nn_error_set(&e, NN_E_NOMEM, "README.md: out of memory");
    if (s == NN_OK && o->card) s = card_append(app, app->args[0], &card, &e);
    if (s == NN_OK)
        nn_app_say(app, "the last %zu of %zu records are the test; no subject model was trained again",
                   z.n - z.n_train, z.n);
    free(card.s);
    base_free(&z);
    modify_free(&m);
    book_free(&b);
    return nn_app_finish(app, s == NN_OK ? NULL : &e);
}


/* What is set where the key was not given. compact, tiny: small subjects, numbers of few tokens.
 * v0.1: the training and the gates of that version, labels as drawn; original (or --compat): what
 * the original program did on top of it. */
static void apply_preset(nn_app *app, opts *o)
{
    /* v0.1, original, compact, tiny */
    static const struct { const char *key, *value[4]; } set[] = {
        { "model.weight_decimals", { "0", "0", "2", "2" } },
        { "dataset.patterns.distinct", { "false", "false", NULL, NULL } },
        { "task_generation.labels", { "drawn", "drawn", NULL, NULL } },
        { "validation.control", { "false", "false", NULL, NULL } },
        { "dataset.patterns.balanced_targets", { "false", "false", NULL, NULL } },
        { "model.learning_rate", { "0.002:0.006", "0.001:0.01", NULL, NULL } },
        { "dataset.patterns.target_total_examples", { "2400", "500", NULL, NULL } },
        { "dataset.patterns.max_total_examples", { "2500", "2500", NULL, NULL } },
        { "training.batch_size", { "32", "128", NULL, NULL } },
        { "staged_training.min_improvement_threshold", { "0.05", "0.05", NULL, NULL } },
        { "staged_training.max_degraded_epochs", { "20", "10", "15", "15" } },
        { "staged_training.improvement_epochs", { "40", "10", NULL, NULL } },
        { "staged_training.improvement_lr_factor", { "1", "0.1", "0.3", "0.3" } },
        { "model.input", { NULL, "index", NULL, NULL } },
        { "model.keep_scale", { NULL, "false", NULL, NULL } },
        { "dataset.patterns.negative_ratio", { NULL, "0.5", NULL, NULL } },
        { "staged_training.corruption_rate", { NULL, "0.3", NULL, NULL } },
        { "validation.test_set_size", { NULL, "100", NULL, NULL } },
        { "model.num_layers", { NULL, NULL, "2:3", "2:2" } },
        { "model.neurons_per_layer", { NULL, NULL, "16:24", "12:18" } },
        { "model.weight_integers", { NULL, NULL, "true", "true" } },
        { "task_generation.columns", { "all", "all", NULL, NULL } },
        { "signature.prompt_format.form", { NULL, NULL, "listed", "listed" } } };
    const int by_compat = nn_app_given(app, "compat"), by_preset = nn_app_given(app, "preset");
    const int exact = nn_app_given(app, "staged_training.degraded_epochs");
    size_t i;
    /* --compat is --preset original; a flag wins over the file's */
    if (by_preset > by_compat) o->compat = o->preset == 2;
    else if (by_compat > by_preset && o->preset == 2) o->preset = 0;
    if (o->preset == 2) o->compat = 1;
    if (o->compat) o->preset = 2;
    for (i = 0; o->preset && i < sizeof set / sizeof *set; i++) {
        const char *value = set[i].value[o->preset - 1];
        /* the older name says how many epochs stage 1 has, the newer one at most how many */
        if (exact && strcmp(set[i].key, "staged_training.max_degraded_epochs") == 0) continue;
        if (exact && strcmp(set[i].key, "staged_training.min_improvement_threshold") == 0) value = "0";
        if (value) nn_app_default(app, set[i].key, value);
    }
}
/* argv as nn_app wants it: --config-path is --config; commands on a finished data set read its own
 * config.yaml. */
static int arguments(int argc, char **argv, char **out, char *own)
{
    static char flag[] = "--config";
    int i, n = 0, has = 0, dir = 0,
           reads = argc > 1 && (strcmp(argv[1], "verify") == 0 || strcmp(argv[1], "score") == 0 ||
                                strcmp(argv[1], "baseline") == 0 || strcmp(argv[1], "merge") == 0);
    for (i = 0; i < argc; i++) {
        char *a = argv[i];
        if (strcmp(a, "--config-path") == 0 || strcmp(a, "--config_path") == 0) { a = flag; has = 1;
        } else if (strncmp(a, "--config-path=", 14) == 0) {
            memmove(a + 8, a + 13, strlen(a + 13) + 1);
            has = 1;
        } else if (strncmp(a, "--config", 8) == 0 && (a[8] == 0 || a[8] == '=')) has = 1;
        else if (i >= 2 && !dir && a[0] != '-' && (i == 2 || argv[i - 1][0] != '-')) dir = i;
        out[n++] = a;
    }
    own[0] = 0;
    if (reads && dir) {
        char path[NN_MAX_PATH_BYTES];
        (void)snprintf(own, NN_MAX_PATH_BYTES, "%s", argv[dir]);
        if (!has && nn_path_join(path, sizeof path, own, "config.yaml", NULL) == NN_OK &&
            nn_file_exists(path, NULL)) {
            static char keep[NN_MAX_PATH_BYTES];
            memcpy(keep, path, sizeof keep);
            out[n++] = flag;
            out[n++] = keep;
        }
    }
    out[n] = NULL;
    return n;
}
/* A relative probe set is looked for where we are, then beside the config file, then in the set that
 * a command adds to. */
static void find_probe(nn_app *app, opts *o)
{
    const char *slash = app->config ? strrchr(app->config, '/') : NULL, *beside;
    if (!o->sig_path || o->sig_path[0] == '/' || !app->config) return;
    if (nn_app_given(app, "signature.dataset_path") == 2) return;
    beside = nn_app_text(app, "%.*s%s", slash ? (int)(slash + 1 - app->config) : 0, app->config, o->sig_path);
    if (app->command == CMD_MERGE && !nn_file_exists(beside, NULL))
        beside = nn_app_text(app, "%s/%s", app->args[0], o->sig_path);
    if (nn_file_exists(beside, NULL)) o->sig_path = beside;
}
static nn_status prepare(nn_app *app, void *opts_, nn_error *err)
{
    opts *o = (opts *)opts_;
    const int compat = nn_app_given(app, "compat"), preset = nn_app_given(app, "preset");
    if (preset == 2 && compat == 2 && o->compat != (o->preset == 2))
        return nn_error_set(err, NN_E_ARG, "--compat is --preset original, got --preset %s and %s",
                            nn_app_choice(app, "preset"), o->compat ? "--compat" : "--no-compat");
    if (nn_app_given(app, "pipeline.output_dir") == 2 && nn_app_given(app, "out") == 2)
        return nn_error_set(err, NN_E_ARG, "--output-dir and --out: expected one of them, got both");
    if (nn_app_given(app, "pipeline.max_threads") == 2 && nn_app_given(app, "threads") == 2)
        return nn_error_set(err, NN_E_ARG, "--max-threads and --threads: expected one of them, got both");
    apply_preset(app, o);
    find_probe(app, o);
    return NN_OK;
}
int main(int argc, char **argv)
{
    static nn_app app;
    static opts o;
    static char own[NN_MAX_PATH_BYTES];
    char **args = (char **)malloc(((size_t)argc + 4) * sizeof *args);
    int rc, n;
    if (!args) {
        fputs("interpreter_data: out of memory\n", stderr);
        return 1;
    }
#ifdef SIGXFSZ
    (void)signal(SIGXFSZ, SIG_IGN);                    /* a file-size limit is a write error, not a death */
#endif
    (void)signal(SIGPIPE, SIG_IGN);
    n = arguments(argc, argv, args, own);
    rc = nn_app_begin(&app, &program, &o, n, args);
    if (rc >= 0) { free(args); return rc; }
    switch (app.command) {
    case CMD_SIG:      rc = cmd_sig(&app, &o); break;
    case CMD_RUN:      rc = cmd_run(&app, &o); break;
    case CMD_BENCH:    rc = cmd_bench(&app, &o); break;
    case CMD_SHOW:     rc = cmd_show(&app, &o); break;
    case CMD_STATS:    rc = cmd_stats(&app, &o); break;
    case CMD_VERIFY:   rc = cmd_verify(&app, &o); break;
    case CMD_MERGE:    rc = cmd_merge(&app, &o); break;
    case CMD_SCORE:    rc = cmd_score(&app, &o); break;
    default:           rc = cmd_baseline(&app, &o); break;
    }
    free(args);
    return rc;
}
NN_FP_END
