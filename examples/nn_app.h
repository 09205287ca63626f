/* nn_app.h - v0.1.0 - the front hall that the suite's programs share, in plain C99
 *
 * DOES      Option tables (one table drives flags, YAML keys, --help, --print-config, `man`,
 *           `completions bash|zsh`), result lines, run.json, the output-folder guard, progress,
 *           signals.
 * DOES NOT  Draw (nn_plot.h) or write pages (nn_report.h); belong to the six library headers: this
 *           one prints, and keeps one flag that a signal handler sets.
 * NEEDS     nn_fmt.h, nn_tensor.h, -lm. Programs start with `#define _POSIX_C_SOURCE 200809L` to
 *           get clocks and signals.
 *
 * USE       In the one .c file of a program:
 *               #define _POSIX_C_SOURCE 200809L
 *               #define NN_IMPLEMENTATION
 *               #include "nn_app.h"
 * QUICK START
 *     typedef struct opts { size_t epochs; double lr; const char *train; } opts;
 *     static const nn_option table[] = {
 *         { .key = "train.file", .alias = "train", .type = NN_APP_TEXT, .field = offsetof(opts, train),
 *           .value = "FILE", .flags = NN_APP_REQUIRED, .group = "data", .help = "training rows",
 *           .effect = NN_EFFECT_DATA, .probe = "other.csv" },
 *         { .key = "train.epochs", .type = NN_APP_SIZE, .field = offsetof(opts, epochs), .def = "100",
 *           .min = 1, .max = 1e6, .unit = "epochs", .group = "training", .flags = NN_APP_MAY_CHANGE,
 *           .help = "passes over the training rows", .effect = NN_EFFECT_DATA, .probe = "3" } };
 *     static nn_status cmd_fit(nn_app *app, void *opts_, nn_error *err)
 *     {
 *         opts *o = (opts *)opts_;
 *         NN_TRY(nn_app_input(app, o->train, 0, err));     what the results depend on
 *         if (app->dry_run) return plan(app, o, err);      prints what it would do, writes nothing
 *         NN_TRY(nn_app_out_open(app, "", err));           lock, resume, run.json "running"
 *         ... nn_app_result(app, "accuracy", 0.97);
 *         nn_app_wrote(app, nn_app_path(app, "model.pth")); ...
 *         return NN_OK;                                    the driver writes run.json, metrics.json
 *     }
 *     static const nn_app_command commands[] = {
 *         { .name = "fit", .help = "fit it", .out = "fitted", .run = cmd_fit } };
 *     static const nn_app_program program = { .name = "prog", .about = "one line", .options = table,
 *         .n_options = 2, .commands = commands, .n_commands = 1 };
 *     int main(int argc, char **argv) { static opts o; return nn_app_main(&program, &o, argc, argv); }
 * A MAIN IS its tables and its commands. argv is read by the table alone: `bare` of the program is the
 *     command that a first word which is a flag stands for (probe_data --strategy ..); `config` of a
 *     command is looked for in its first folder when no --config is given; `library` of the program
 *     names a key of a config file that makes it something else than a list of options, and the
 *     option that gets its path instead. `prepare` of the program runs after parsing, before modes
 *     are looked at: values that follow from other options (a preset), and what one option says
 *     about another (a refusal there is wrong usage, exit 2).
 * STATUS    A command returns NN_OK, or a status with err filled: exit 1. nn_app_misuse(app, err, ...)
 *     is the same for wrong usage: exit 2. app->exit_code is the exit code of a command that went
 *     well but says no (diff, verify). A command prints no error itself.
 * EACH ROW  says `mode`, where it is read ("op=ties|dare", "tune", "!library", "command=train
 *     optimizer=sgd or command=all"; terms beside each other all hold, " or " parts alternatives; a
 *     term about an option that the command does not have holds), its `effect` (NN_EFFECT_DATA bytes
 *     of results; _TEXT what is said about them; _PLACE where they go; _SPEED only time and memory),
 *     and `probe`, a value with which it bites in the fixture of its command (tests/options.txt;
 *     `fixture` names another one; "more words;value" adds words to the command first). An option
 *     given where its mode does not hold is exit 2 and says where it belongs; a value from a file
 *     that is the default stays silent. `uses` of a command says which of the common flags it
 *     reads (NN_APP_USES); the others are refused like any option that is not there.
 * SEEDS     NN_APP_SEED rows: own flag > --seed > own key of the file > `seed` of the file > default.
 * DRY RUN   --dry-run writes nothing: nn_app_out_open and nn_app_file_open say what they would open
 *     and return NN_E_STOPPED, with which the command ends well (exit 0). A command that has more to
 *     say looks at app->dry_run before it opens.
 * RESUME    nn_app_out_open compares the options and nn_app_input's inputs with those in run.json and
 *     refuses, naming the key and both values; rows with NN_APP_MAY_CHANGE, and those whose effect is
 *     speed or place, may differ. Use nn_app_refuse for what only the command can see: the record of
 *     the finished run then stays as it was.
 * OUTPUT    nn_app_wrote lists it; nn_app_lost says that one could not be made: the run goes on and
 *     ends with exit 1, state "failed". Lack of memory in nn_app_text, nn_app_path and the tables
 *     behind them is remembered: their text still comes, from a reserve, and the run fails at its
 *     next nn_app_out_open, nn_app_check or end.
 * SECTIONS  search for [OPTIONS] [RUN] [PROGRESS] [IMPLEMENTATION] */
#ifndef NN_APP_H_INCLUDED
#define NN_APP_H_INCLUDED
#include "../nn_fmt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NN_TRY: a call whose failure ends this function */
#ifndef NN_TRY
#define NN_TRY(call)                              \
    do {                                          \
        const nn_status nn_try_status = (call);   \
        if (nn_try_status != NN_OK) return nn_try_status; \
    } while (0)
#endif

/* ==== [OPTIONS] one table drives flags, config keys, help ================ */
/* Where a value lands: `field` is its offset in the program's own option struct, of the C type
 * named here. */
typedef enum nn_app_type {
    NN_APP_NONE = 0,
    NN_APP_BOOL,      /* int, 0 or 1.   --flag, --no-flag, --flag=true                                    */
    NN_APP_INT,       /* int64_t                                                                          */
    NN_APP_SIZE,      /* size_t                                                                           */
    NN_APP_U64,       /* uint64_t                                                                         */
    NN_APP_SEED,      /* uint64_t that follows --seed unless it is given itself                           */
    NN_APP_NUM,       /* double; finite                                                                   */
    NN_APP_TEXT,      /* const char *; NULL without default; lives as long as the nn_app                  */
    NN_APP_ENUM,      /* int: index into `choices` ("adam|sgd|rmsprop")                                   */
    NN_APP_RANGE,     /* nn_range: LO:HI, or one value; YAML also {min: , max: }                          */
    NN_APP_IRANGE,    /* nn_irange: the same in whole numbers                                             */
    NN_APP_SWEEP,     /* nn_sweep: LO:HI:STEP, or one value                                               */
    NN_APP_TEXTS,     /* nn_texts: a,b,c or a YAML list; each one of `choices` if there are any           */
    NN_APP_INTS,      /* nn_ints: 1,2,3                                                                   */
    NN_APP_NUMS,      /* nn_nums: 0.1,0.9                                                                 */
    NN_APP_IGNORED,   /* accepted with one warning: it means nothing here (`help` says why)               */
    NN_APP_REFUSED    /* an error with the reason in `help`                                               */
} nn_app_type;
typedef struct nn_range  { double min, max; } nn_range;
typedef struct nn_irange { int64_t min, max; } nn_irange;
typedef struct nn_sweep  { double lo, hi, step; } nn_sweep;          /* one value: lo = hi, step = 0 */
typedef struct nn_texts  { const char **v; size_t n; } nn_texts;
typedef struct nn_ints   { int64_t *v; size_t n; } nn_ints;
typedef struct nn_nums   { double *v; size_t n; } nn_nums;

#define NN_APP_REQUIRED  1u    /* must be given by flag or file                                           */
#define NN_APP_ABOVE     2u    /* the bound `min` itself is excluded (a learning rate > 0)                */
#define NN_APP_BELOW     4u    /* the bound `max` itself is excluded                                      */
#define NN_APP_MANY      8u    /* lists: `--finetuned A B C` takes every following word that is no flag   */
#define NN_APP_HIDDEN   16u    /* not in --help                                                           */
#define NN_APP_FLAG     32u    /* not a config key: on the command line only                              */
#define NN_APP_KEY      64u    /* not a flag: in the config file only                                     */
#define NN_APP_NONEG   128u    /* unused bit kept for programs: BOOL without --no-flag in the help        */
#define NN_APP_WRITES  512u    /* TEXT: a file of the run outside of its folder, opened by nn_app_out_open
                                  as nn_app_file_open would; a --resume replaces the run's own alone       */
#define NN_APP_MAY_CHANGE 256u /* --resume may give it another value: more epochs, more records           */

/* what an option changes; 0 = not declared, which the options test refuses */
typedef enum nn_app_effect {
    NN_EFFECT_NONE = 0,
    NN_EFFECT_DATA,       /* bytes of results                                                     */
    NN_EFFECT_TEXT,       /* what is said about them: reports, messages, files for people         */
    NN_EFFECT_PLACE,      /* where they are put, how the run is steered                           */
    NN_EFFECT_SPEED       /* time and memory only: promised bytes stay equal                      */
} nn_app_effect;

typedef struct nn_option {
    const char *key;        /* dotted path in YAML; the flag is --a.b.c, or its last part where
                               unambiguous in the command  */
    nn_app_type type;
    size_t      field;      /* offsetof(opts, member)  */
    const char *def;        /* default as one would type it; NULL = zero, NULL, empty  */
    double      min, max;   /* both 0 = unbounded; numbers, ranges and list items  */
    const char *unit;       /* "rows", "epochs", "seconds", "0..1": shown in the help  */
    const char *choices;    /* "a|b|c": ENUM and TEXTS  */
    const char *value;      /* what the help shows as the value: "FILE"; NULL = by type  */
    const char *group;      /* heading in the help; rows of a group need not be adjacent  */
    const char *help;
    const char *alias;      /* further flag names, "name|other"; exact matches that beat last
                               parts  */
    unsigned    flags;      /* NN_APP_REQUIRED | ...  */
    unsigned    commands;   /* bit i = command i has it; 0 = all. Two rows may share key and field
                               with different defaults.  */
    const char *mode;       /* where it is read, beside `commands`: "op=ties|dare"; NULL = always  */
    nn_app_effect effect;
    const char *probe;      /* a value with which it bites; "words;value": with these words before  */
    const char *fixture;    /* where it does; NULL = the fixture named like the command  */
    unsigned    from_file;  /* bit i = command i takes it from the config file alone, not as a flag  */
} nn_option;

/* which of the common flags a command reads; 0 = all of them */
#define NN_APP_USES         1u     /* none but those named with it                                   */
#define NN_APP_USES_SEED    2u
#define NN_APP_USES_THREADS 4u     /* with --device                                                  */
#define NN_APP_USES_OUT     8u
#define NN_APP_USES_RESUME  16u
#define NN_APP_USES_OVERWRITE 32u
#define NN_APP_USES_DRY_RUN 64u
#define NN_APP_USES_JSON    128u
#define NN_APP_USES_RUN     (NN_APP_USES | 254u)     /* a command with a run folder                */

typedef struct nn_app nn_app;
/* a command, or what runs before it */
typedef nn_status (*nn_app_run)(nn_app *app, void *opts, nn_error *err);

typedef struct nn_app_command {
    const char *name;       /* "train"                                                                    */
    const char *args;       /* positional arguments as the help shows them ("DIR..."); NULL = none        */
    size_t      min_args, max_args;
    const char *help;       /* one line                                                                   */
    const char *out;        /* default of --out; NULL = the command writes no run folder                  */
    nn_app_run  run;        /* what nn_app_main calls                                                     */
    unsigned    uses;       /* NN_APP_USES | ...; 0 = every common flag                                   */
    const char *config;     /* without --config, this file in the first argument's folder if it is there  */
    const char *under;      /* this file there, if any, is read first: --config adds to it                */
} nn_app_command;

typedef struct nn_app_program {
    const char           *name, *about;       /* about: a line or two                                     */
    const char           *notes;              /* printed at the end of --help (examples); may be NULL     */
    const nn_app_command *commands;           /* [n_commands]; 0 = no sub-commands, commands[0] may
                                                 still give args and out */
    size_t                n_commands;         /* at most 32                                               */
    const nn_option      *options;
    size_t                n_options;
    int                   single;             /* 1: commands[0] is the program itself, no
                                                 sub-command word is expected */
    int                   tool;               /* 1: no runs, no config file, SIGINT kills: of the
                                                 common flags only --help and --version */
    const char           *bare;               /* the command meant when the first word is a flag */
    const char           *library[2];         /* a --config file with key [0] is the value of option
                                                 [1], not a list of options */
    nn_app_run            prepare;            /* after parsing, before modes are looked at */
    int                   wide_files;         /* 1: what has no effect is a warning when the config
                                                 file says it (files that list every key), 0: refused */
} nn_app_program;

/* the hash: "" = not read yet */
typedef struct nn_app_output { const char *path; uint64_t size; char sha256[65]; int grows; } nn_app_output;
typedef struct nn_app_lock   { nn_lock *lock; uint64_t device, inode; const char *path; } nn_app_lock;
typedef struct nn_app_own    { const char *head, *tail; } nn_app_own;
typedef struct nn_app_value  { const char *name; double num; const char *text; int is_count; uint32_t sum; } nn_app_value;

/* The state of one run. Read the common flags here; leave the rest to the functions. */
struct nn_app {
    /* flags that every program has */
    uint64_t    seed;              /* --seed, default 1                                                   */
    int64_t     threads;           /* --threads as given: 0 = all                                         */
    int         n_threads;         /* what a call may use now: nn_thread_count(threads)                   */
    const char *out;               /* --out DIR                                                           */
    const char *config;            /* --config FILE                                                       */
    int         quiet, json, resume, overwrite, dry_run, print_config, want_help, want_version;
    int         device;            /* 0 auto, 1 cpu                                                       */
    int         plots;             /* plots of reports as files, too                                      */
    int         command;           /* index into program->commands; -1 = none                             */
    const char *const *args;       /* positional arguments                                                */
    size_t      n_args;
    /* the machinery */
    const nn_app_program *program;
    void        *opts;
    unsigned char *given;          /* per option row: 0 default, 1 config file, 2 flag                    */
    unsigned char given_common[32];
    unsigned char *in_file;        /* per row: 1 = the config file that is being read has said it       */
    const char  *command_line;     /* quoted, to repeat the run                                           */
    const char  *stem;             /* "" or the name that run.json etc. start with                        */
    double       started;          /* seconds, monotonic                                                  */
    char         started_at[32];   /* UTC, for people                                                     */
    int          opened, interrupted;
    const char  *report, *next;    /* the page that was written last, what to do next: for the
                                      closing lines */
    nn_app_output *outputs;  size_t n_outputs;
    nn_app_output *inputs;   size_t n_inputs;
    nn_app_value  *values;   size_t n_values;
    int          exit_code;        /* of a command that went well: 1 = "they differ"                      */
    int          misused, planned, lost, no_memory, refused;
    nn_app_lock *locks;      size_t n_locks;
    nn_app_own  *owned;      size_t n_owned;
    const char  *may_change[4]; size_t n_may_change;
    nn_buf       before;           /* run.json as --resume met it                                         */
    nn_app_run   check;            /* set by a command: looks at the folder that nn_app_out_open has
                                      locked, before anything in it is written; called with checked */
    void        *checked;
    nn_arena     arena;
    size_t       reserve_used;
    char         reserve[16384];   /* names and messages still come when memory is out                    */
};

/* nn_app_begin: parse argv and the config file into *opts (zeroed here first) and the common flags.
 *   opts [>= largest field] out
 * Returns -1 to go on; otherwise the exit code to return at once (0 after --help, --version,
 * --print-config; 2 after a usage error, already printed as "program: where: what, expected, got").
 * Installs the SIGINT/SIGTERM handler. Strings and lists live in app->arena until nn_app_finish.
 * Flag beats file beats default. */
NN_DEF int nn_app_begin(nn_app *app, const nn_app_program *program, void *opts, int argc, char **argv);
/* nn_app_main: the whole of a program's main: parse, prepare, run the command, write what there is to
 * write, return the exit code: 0 done, 1 failed, 2 wrong usage. */
NN_DEF int nn_app_main(const nn_app_program *program, void *opts, int argc, char **argv);
/* nn_app_misuse: fills err and marks the run as wrong usage: exit 2. Returns NN_E_ARG. */
NN_DEF nn_status nn_app_misuse(nn_app *app, nn_error *err, const char *fmt, ...) NN_PRINTF(3, 4);
/* nn_app_given: how the option of that key got its value: 0 default, 1 config file, 2 flag. Common
 * flags by their name. */
NN_DEF int nn_app_given(const nn_app *app, const char *key);
/* nn_app_default: in this run the default of that key is `text` (a preset; for `prepare`). What was
 * given stays; what a file says in these very words counts as not given. */
NN_DEF void nn_app_default(nn_app *app, const char *key, const char *text);
/* nn_app_asked: 1 when a flag gives it, or the config file another value than the default: a file that
 * --print-config wrote holds every default, and asks for nothing by that. */
NN_DEF int nn_app_asked(nn_app *app, const char *key);
/* nn_app_choice: the word of an ENUM row for its current index: nn_app_choice(app,
 * "train.optimizer"); "" when unknown. */
NN_DEF const char *nn_app_choice(const nn_app *app, const char *key);
/* nn_app_yaml: the effective options of the command as YAML text (what --print-config prints); in
 * app->arena, NULL when
 * memory is out. No paths of the machine but those that were given, no thread count: fit for
 * config.yaml of a data set. */
NN_DEF const char *nn_app_yaml(nn_app *app);
/* nn_app_usage: print "program: message" on stderr and return 2. nn_app_warn: the same as a
 * warning; prints with --quiet too.
 * nn_app_say: a line of information on stderr; nothing with --quiet. */
NN_DEF int  nn_app_usage(nn_app *app, const char *fmt, ...) NN_PRINTF(2, 3);
NN_DEF void nn_app_warn(nn_app *app, const char *fmt, ...) NN_PRINTF(2, 3);
NN_DEF void nn_app_say(nn_app *app, const char *fmt, ...) NN_PRINTF(2, 3);
/* nn_app_text: printf into the arena. When memory is out it comes from a reserve, cut if need be, and
 * the run fails: nn_app_check, nn_app_out_open and the end return NN_E_NOMEM. */
NN_DEF const char *nn_app_text(nn_app *app, const char *fmt, ...) NN_PRINTF(2, 3);

/* nn_app_check: NN_E_NOMEM once a text or a table of the run found no memory. */
NN_DEF nn_status nn_app_check(nn_app *app, nn_error *err);

/* ==== [RUN] output folder, results, run.json ============================= */
/* nn_app_out_open: create app->out (and its parents), lock it until the end of the program, and claim
 * it for the run STEM: a folder that already holds "run.json" ("STEM_run.json" for a stem that is not
 * "") is refused (NN_E_ARG) unless --resume or --overwrite; --resume of another run is refused, see
 * RESUME above. Temporaries of killed runs go, in the folder and those in it. Writes run.json with
 * state "running", so that a folder that cannot be written fails here. With --dry-run it says what it
 * would open and returns NN_E_STOPPED. */
NN_DEF nn_status nn_app_out_open(nn_app *app, const char *stem, nn_error *err);
/* nn_app_file_open: the same for one output file outside of a run folder: refused when it is there
 * already without --overwrite, its folder made, NN_E_STOPPED with --dry-run. "-" and
 * NULL are fine. */
NN_DEF nn_status nn_app_file_open(nn_app *app, const char *path, nn_error *err);
/* nn_app_folder_open: one folder more that the run writes into: made, locked until the end, without
 * the temporaries of killed runs when the run resumes or overwrites. */
NN_DEF nn_status nn_app_folder_open(nn_app *app, const char *dir, nn_error *err);
/* nn_app_owns: before nn_app_out_open: files of the folder whose names begin with head and end with tail
 * are what this command makes. Found without the record of a run (run.json) they are refused;
 * --overwrite removes them, so that no later --resume and no reader takes what is left for this run's. */
NN_DEF void nn_app_owns(nn_app *app, const char *head, const char *tail);
/* nn_app_may_change: before nn_app_out_open: --resume may give that key another value in this case, what
 * NN_APP_MAY_CHANGE says of a row in all cases; "command": the run may be that of another command.
 * key must stay. */
NN_DEF void nn_app_may_change(nn_app *app, const char *key);
/* nn_app_input: a file or folder on which the results depend; run.json lists it, --resume refuses
 * another one. Files by their SHA-256, folders by names, sizes, times and first 4 KiB of their files.
 * grows: the run may go on with more of it than before (it is listed, not compared). Pipes are read
 * once: they are not listed. */
NN_DEF nn_status nn_app_input(nn_app *app, const char *path, int grows, nn_error *err);
/* nn_app_refuse: a --resume that cannot be; the record of the earlier run stays. Returns NN_E_ARG. */
NN_DEF nn_status nn_app_refuse(nn_app *app, nn_error *err, const char *fmt, ...) NN_PRINTF(3, 4);
/* nn_app_out_state: the "state" in the run.json that nn_app_out_open would meet: "" none, "running"
 * (or killed),
 * "interrupted", "failed", "done". In the arena. */
NN_DEF const char *nn_app_out_state(nn_app *app, const char *stem);
/* nn_app_path: "OUT/name" in the arena; printf form. */
NN_DEF const char *nn_app_path(nn_app *app, const char *fmt, ...) NN_PRINTF(2, 3);
/* nn_app_wrote: remember an output file; run.json lists it with size and SHA-256. path is copied. */
NN_DEF void nn_app_wrote(nn_app *app, const char *path);
/* nn_app_lost: an output that could not be made; says so, and the run ends with exit 1. */
NN_DEF void nn_app_lost(nn_app *app, const nn_error *err);
/* nn_app_result: print "name value" on stdout (with --json: collected into one object printed by
 * nn_app_finish) and keep it for
 * metrics.json and the report. _text: a word instead of a number. nn_app_count: the same for whole
 * numbers. nn_app_keep: kept, not printed. nn_app_undefined: a number that there is none of: "name
 * undefined: why" on stdout; null and NAME_undefined in JSON. */
NN_DEF void nn_app_result(nn_app *app, const char *name, double value);
NN_DEF void nn_app_result_text(nn_app *app, const char *name, const char *text);
NN_DEF void nn_app_count(nn_app *app, const char *name, uint64_t value);
NN_DEF void nn_app_keep(nn_app *app, const char *name, double value);
NN_DEF void nn_app_undefined(nn_app *app, const char *name, const char *why);
/* nn_app_finish: print err when there is one, write run.json and metrics.json if a folder is open,
 * print the --json object, free
 * everything. err NULL = fine. Returns the exit code: 0 done, 1 failed (NN_E_STOPPED too). */
NN_DEF int nn_app_finish(nn_app *app, const nn_error *err);
/* nn_app_next: what a user may want to do now, as a command line; nn_app_finish says it below what
 * was made (stderr, not with --quiet). */
NN_DEF void nn_app_next(nn_app *app, const char *fmt, ...) NN_PRINTF(2, 3);
/* nn_app_stopped: 1 once SIGINT or SIGTERM has arrived (the second one kills). */
NN_DEF int nn_app_stopped(void);
/* nn_app_interrupted: tell the user what was saved and how to go on; marks the run "interrupted".
 * what: "epoch 12 of 100, saved". */
NN_DEF void nn_app_interrupted(nn_app *app, const char *what);
NN_DEF double nn_app_seconds(void);                                      /* monotonic */

/* ==== [PROGRESS] ========================================================= */
typedef struct nn_progress {
    nn_app     *app;
    const char *label, *unit;
    double      total, done, t0, last, loss, acc, base;
    int         tty, width, shown;
} nn_progress;
/* nn_progress_begin: total 0 = unknown. nn_progress_step: done so far; loss, acc NaN = not known.
 * Cheap: prints at most
 * ten times a second on a terminal, every five seconds elsewhere, never with --quiet. One thread at a time.
 * nn_progress_from: work that was done before (a resumed run) and must not count in the rate. */
NN_DEF void nn_progress_begin(nn_progress *p, nn_app *app, const char *label, double total,
                              const char *unit);
NN_DEF void nn_progress_from(nn_progress *p, double done);
NN_DEF void nn_progress_step(nn_progress *p, double done, double loss, double acc);
NN_DEF void nn_progress_end(nn_progress *p);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_APP_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_APP_IMPLEMENTED)
#define NN_APP_IMPLEMENTED
#include "../nn_fmt.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>
#include <sys/stat.h>
#ifdef _WIN32
#include <io.h>
#endif
NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- small strings ------------------------------------------------------ */
/* A growing string; `bad` sticks when memory is out, so that callers check once at the end. */
typedef struct app_sb { char *s; size_t n, cap; int bad; } app_sb;

static NN_UNUSED void app_sb_add(app_sb *b, const char *s, size_t n)
{
    if (b->bad) return;
    if (b->cap - b->n <= n) {
        size_t cap = b->cap ? b->cap : 256, need;
        char *p;
        if (!nn_size_add(b->n, n, &need) || need > SIZE_MAX / 4) { b->bad = 1; return; }
        while (cap <= need) cap *= 2;
        p = (char *)realloc(b->s, cap);
        if (!p) { b->bad = 1; return; }
        b->s = p;
        b->cap = cap;
    }
    if (n) memcpy(b->s + b->n, s, n);
    b->n += n;
    b->s[b->n] = 0;
}
static NN_UNUSED void app_sb_str(app_sb *b, const char *s) { app_sb_add(b, s, strlen(s)); }
static NN_UNUSED void app_sb_vf(app_sb *b, const char *fmt, va_list ap)
{
    va_list two;
    int n;
    char small[256];
    va_copy(two, ap);
    n = vsnprintf(small, sizeof small, fmt, ap);
    if (n >= 0 && (size_t)n < sizeof small) app_sb_add(b, small, (size_t)n);
    else if (n >= 0) {
        char *p = (char *)malloc((size_t)n + 1);
        if (!p) b->bad = 1;
        else {
            (void)vsnprintf(p, (size_t)n + 1, fmt, two);
            app_sb_add(b, p, (size_t)n);
            free(p);
        }
    }
    va_end(two);
}
static NN_UNUSED void app_sb_f(app_sb *b, const char *fmt, ...) NN_PRINTF(2, 3);
static NN_UNUSED void app_sb_f(app_sb *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    app_sb_vf(b, fmt, ap);
    va_end(ap);
}
static NN_UNUSED void app_sb_free(app_sb *b) { free(b->s); b->s = NULL; b->n = b->cap = 0; }

/* app_num: the shortest text that reads back, whole numbers without ".0". buf [NN_NUM_BYTES] */
static NN_UNUSED const char *app_num(char *buf, double v)
{
    size_t n = nn_f64_print(buf, v);
    if (n > 2 && strcmp(buf + n - 2, ".0") == 0) buf[n - 2] = 0;
    return buf;
}
/* ---- [OPTIONS] ---------------------------------------------------------- */
#define APP_N_COMMON 15u
/* `commands` of these rows: the bit of nn_app_command.uses that a command needs to have them */
static const nn_option app_common[APP_N_COMMON] = {
    { .key = "config", .type = NN_APP_TEXT, .field = offsetof(nn_app, config), .value = "FILE",
      .group = "common",
      .help = "YAML file of options; flags win over it", .alias = "config_path",
      .flags = NN_APP_FLAG, .effect = NN_EFFECT_PLACE, .probe = "o.conf" },
    { .key = "out", .type = NN_APP_TEXT, .field = offsetof(nn_app, out), .value = "DIR",
      .group = "common",
      .help = "output folder", .commands = NN_APP_USES_OUT, .effect = NN_EFFECT_PLACE,
      .probe = "elsewhere" },
    { .key = "seed", .type = NN_APP_U64, .field = offsetof(nn_app, seed), .def = "1",
      .group = "common",
      .help = "seed of everything that has no seed of its own", .commands = NN_APP_USES_SEED,
      .effect = NN_EFFECT_DATA, .probe = "7" },
    { .key = "threads", .type = NN_APP_INT, .field = offsetof(nn_app, threads), .def = "0",
      .max = 4096, .group = "common",
      .help = "threads; 0 = all; results do not depend on it", .commands = NN_APP_USES_THREADS,
      .effect = NN_EFFECT_SPEED, .probe = "2" },
    { .key = "device", .type = NN_APP_ENUM, .field = offsetof(nn_app, device), .def = "auto",
      .choices = "auto|cpu", .group = "common",
      .help = "where to compute", .commands = NN_APP_USES_THREADS, .effect = NN_EFFECT_SPEED,
      .probe = "cpu" },
    { .key = "resume", .type = NN_APP_BOOL, .field = offsetof(nn_app, resume), .group = "common",
      .help = "go on where the run in --out stopped, or start",
      .flags = NN_APP_FLAG | NN_APP_NONEG, .commands = NN_APP_USES_RESUME,
      .effect = NN_EFFECT_PLACE, .probe = "true" },
    { .key = "overwrite", .type = NN_APP_BOOL, .field = offsetof(nn_app, overwrite),
      .group = "common",
      .help = "replace the run in --out", .flags = NN_APP_FLAG | NN_APP_NONEG,
      .commands = NN_APP_USES_OVERWRITE, .effect = NN_EFFECT_PLACE, .probe = "true" },
    { .key = "dry_run", .type = NN_APP_BOOL, .field = offsetof(nn_app, dry_run), .group = "common",
      .help = "print the plan with time, memory, bytes; write nothing",
      .flags = NN_APP_FLAG | NN_APP_NONEG, .commands = NN_APP_USES_DRY_RUN,
      .effect = NN_EFFECT_PLACE, .probe = "true" },
    { .key = "json", .type = NN_APP_BOOL, .field = offsetof(nn_app, json), .group = "common",
      .help = "results as one JSON object on stdout", .flags = NN_APP_FLAG | NN_APP_NONEG,
      .commands = NN_APP_USES_JSON, .effect = NN_EFFECT_TEXT, .probe = "true" },
    { .key = "quiet", .type = NN_APP_BOOL, .field = offsetof(nn_app, quiet), .group = "common",
      .help = "no progress, no notes", .alias = "q", .flags = NN_APP_FLAG | NN_APP_NONEG,
      .effect = NN_EFFECT_TEXT, .probe = "true" },
    { .key = "print_config", .type = NN_APP_BOOL, .field = offsetof(nn_app, print_config),
      .group = "common",
      .help = "print the effective options as YAML and stop",
      .flags = NN_APP_FLAG | NN_APP_NONEG, .effect = NN_EFFECT_PLACE, .probe = "true" },
    { .key = "help", .type = NN_APP_BOOL, .field = offsetof(nn_app, want_help), .group = "common",
      .help = "this text", .alias = "h", .flags = NN_APP_FLAG | NN_APP_NONEG,
      .effect = NN_EFFECT_PLACE, .probe = "true" },
    { .key = "version", .type = NN_APP_BOOL, .field = offsetof(nn_app, want_version),
      .group = "common",
      .help = "version, CPU path, threads", .flags = NN_APP_FLAG | NN_APP_NONEG,
      .effect = NN_EFFECT_PLACE, .probe = "true" },
    { .key = "plots", .type = NN_APP_BOOL, .field = offsetof(nn_app, plots), .def = "true",
      .group = "common", .help = "the report's plots as PNG files, too", .flags = NN_APP_MAY_CHANGE,
      .commands = NN_APP_USES_OUT, .effect = NN_EFFECT_TEXT, .probe = "--no-plots;true" },
    { .key = "no_color", .type = NN_APP_IGNORED, .group = "common",
      .help = "output is never coloured", .flags = NN_APP_FLAG | NN_APP_HIDDEN,
      .effect = NN_EFFECT_TEXT }
};

/* -- what differs on Windows -- */
/* app_where: which file it is, whatever its name; 0: there is none. app_lives: may that process still run? */
#ifdef _WIN32
static NN_UNUSED int app_where(const char *path, uint64_t where[2])
{
    char full[NN_MAX_PATH_BYTES];                /* no inodes: the full name, without case */
    struct stat st;
    size_t i;
    where[0] = 0;
    where[1] = 14695981039346656037u;            /* FNV-1a */
    if (stat(path, &st) != 0 || !_fullpath(full, path, sizeof full)) return 0;
    for (i = 0; full[i]; i++) {
        const char c = full[i] >= 'A' && full[i] <= 'Z' ? (char)(full[i] + 32) : full[i];
        where[1] = (where[1] ^ (unsigned char)c) * 1099511628211u;
    }
    return 1;
}
static NN_UNUSED int app_lives(uint64_t process) { (void)process; return 1; }
static NN_UNUSED int app_link_stat(const char *path, struct stat *st) { return stat(path, st); }
/* the same bytes as elsewhere: no CR before each LF */
static NN_UNUSED void app_streams(void)
{
    (void)_setmode(_fileno(stdout), _O_BINARY);
    (void)_setmode(_fileno(stderr), _O_BINARY);
}
#else
static NN_UNUSED int app_where(const char *path, uint64_t where[2])
{
    struct stat st;
    where[0] = where[1] = 0;
    if (stat(path, &st) != 0) return 0;
    where[0] = (uint64_t)st.st_dev;
    where[1] = (uint64_t)st.st_ino;
    return 1;
}
static NN_UNUSED int app_lives(uint64_t process) { return kill((pid_t)process, 0) == 0 || errno == EPERM; }
static NN_UNUSED int app_link_stat(const char *path, struct stat *st) { return lstat(path, st); }
/* Standard streams that came closed: what is opened next would take their numbers, and what is printed
 * would land in it. */
static NN_UNUSED void app_streams(void)
{
    int fd;
    for (fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd) exit(1);
}
#endif
/* seconds and nanoseconds of the last change */
static NN_UNUSED int app_younger(const struct stat *x, const struct stat *y)
{
#if defined(_WIN32)
    return x->st_mtime > y->st_mtime;
#else
#if defined(__APPLE__)
    const long x_part = x->st_mtimensec, y_part = y->st_mtimensec;
#else
    const long x_part = x->st_mtim.tv_nsec, y_part = y->st_mtim.tv_nsec;
#endif
    return x->st_mtime > y->st_mtime || (x->st_mtime == y->st_mtime && x_part > y_part);
#endif
}

static volatile sig_atomic_t app_signal;
static NN_UNUSED void app_on_signal(int s) { app_signal = s; }
NN_DEF int nn_app_stopped(void) { return app_signal != 0; }

NN_DEF double nn_app_seconds(void)
{
#if defined(_WIN32)
    return (double)clock() / CLOCKS_PER_SEC;     /* there the time on the wall since the start */
#elif defined(CLOCK_MONOTONIC)
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
#else
    return (double)time(NULL);
#endif
}
static NN_UNUSED void app_signals(void)
{
#ifdef SA_RESTART
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = app_on_signal;
    a.sa_flags = (int)(SA_RESTART | SA_RESETHAND);        /* a second Ctrl-C kills */
    (void)sigaction(SIGINT, &a, NULL);
    (void)sigaction(SIGTERM, &a, NULL);
#else
    (void)signal(SIGINT, app_on_signal);
    (void)signal(SIGTERM, app_on_signal);
#endif
}

/* What came from a file or a command line may hold a terminal's control sequences: lines are masked. */
static NN_UNUSED void app_masked(FILE *f, const char *text)
{
    char part[512];
    while (*text) {
        size_t n = strcspn(text, "\n");
        size_t take = n < sizeof part / 4 ? n : sizeof part / 4;
        /* not within a character of several bytes */
        while (take < n && take > 1 && ((unsigned char)text[take] & 0xC0) == 0x80) take--;
        (void)nn_text_mask(part, sizeof part, text, take);
        fputs(part, f);
        text += take;
        if (take == n && *text) fputc(*text++, f);
    }
}
/* one line on stderr */
static NN_UNUSED void app_print(const char *fmt, va_list ap)
{
    char line[2048];
    (void)vsnprintf(line, sizeof line, fmt, ap);
    app_masked(stderr, line);
    fputc('\n', stderr);
}
static NN_UNUSED void app_line(const nn_app *app, const char *kind, const char *fmt, va_list ap)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s", app->program ? app->program->name : "nn", kind);
    app_print(fmt, ap);
}
NN_DEF int nn_app_usage(nn_app *app, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    app_line(app, "", fmt, ap);
    va_end(ap);
    return 2;
}
NN_DEF nn_status nn_app_misuse(nn_app *app, nn_error *err, const char *fmt, ...)
{
    char text[sizeof err->msg];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    app->misused = 1;
    return nn_error_set(err, NN_E_ARG, "%s", text);
}
NN_DEF nn_status nn_app_refuse(nn_app *app, nn_error *err, const char *fmt, ...)
{
    char text[sizeof err->msg];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    app->refused = 1;
    return nn_error_set(err, NN_E_ARG, "%s", text);
}
NN_DEF nn_status nn_app_check(nn_app *app, nn_error *err)
{
    return app->no_memory ? nn_error_set(err, NN_E_NOMEM, "out of memory") : NN_OK;
}
NN_DEF void nn_app_warn(nn_app *app, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    app_line(app, "warning: ", fmt, ap);
    va_end(ap);
}
NN_DEF void nn_app_lost(nn_app *app, const nn_error *err)
{
    app->lost++;
    (void)nn_app_usage(app, "%s", err && err->msg[0] ? err->msg : "an output could not be written");
}
NN_DEF void nn_app_say(nn_app *app, const char *fmt, ...)
{
    va_list ap;
    if (app->quiet) return;
    va_start(ap, fmt);
    fflush(stdout);
    app_print(fmt, ap);
    va_end(ap);
}
/* app_get: n bytes of the arena. When memory is out the reserve gives what it has (never NULL for
 * what fits) and the run is marked: it will fail, but under its right names. */
static NN_UNUSED char *app_get(nn_app *app, size_t n, size_t *room)
{
    char *p = (char *)nn_arena_get(&app->arena, n);
    size_t left = sizeof app->reserve - app->reserve_used;
    *room = n;
    if (p) return p;
    app->no_memory = 1;
    *room = n < left ? n : left;
    p = app->reserve + app->reserve_used;
    if (*room < 2) {
        (void)nn_app_usage(app, "out of memory");
        exit(1);
    }
    app->reserve_used += *room;
    return p;
}
static NN_UNUSED char *app_dup(nn_app *app, const char *s, size_t n)
{
    size_t room;
    char *p = app_get(app, n + 1, &room);
    if (room > 1) memcpy(p, s, room - 1);
    p[room - 1] = 0;
    return p;
}
/* before and the formatted text, one string */
static NN_UNUSED char *app_vtext(nn_app *app, const char *before, const char *fmt, va_list ap)
{
    va_list again;
    size_t room, n = strlen(before);
    int more;
    char *p;
    va_copy(again, ap);
    more = vsnprintf(NULL, 0, fmt, ap);
    if (more < 0) more = 0;
    p = app_get(app, n + (size_t)more + 1, &room);
    (void)snprintf(p, room, "%s", before);
    if (n < room) (void)vsnprintf(p + n, room - n, fmt, again);
    va_end(again);
    return p;
}
NN_DEF const char *nn_app_text(nn_app *app, const char *fmt, ...)
{
    va_list ap;
    const char *text;
    va_start(ap, fmt);
    text = app_vtext(app, "", fmt, ap);
    va_end(ap);
    return text;
}

/* hyphen and underscore are the same */
static NN_UNUSED int app_same(const char *a, size_t na, const char *b, size_t nb)
{
    size_t i;
    if (na != nb) return 0;
    for (i = 0; i < na; i++) {
        char x = a[i] == '-' ? '_' : a[i], y = b[i] == '-' ? '_' : b[i];
        if (x != y) return 0;
    }
    return 1;
}
/* app_in_list: position of word s[0..n) in "a|b|c", or -1 */
static NN_UNUSED int app_in_list(const char *list, const char *s, size_t n)
{
    int i = 0;
    while (list && *list) {
        const char *e = strchr(list, '|');
        size_t len = e ? (size_t)(e - list) : strlen(list);
        if (app_same(list, len, s, n)) return i;
        if (!e) break;
        list = e + 1;
        i++;
    }
    return -1;
}
/* edit distance with neighbouring letters swapped counting once; words above 47 letters are far apart */
static NN_UNUSED size_t app_distance(const char *a, const char *b)
{
    size_t d[3][48], na = strlen(a), nb = strlen(b), i, j, *p0 = d[0], *p1 = d[1], *p2 = d[2], *t;
    if (na > 46 || nb > 46) return 99;
    for (j = 0; j <= nb; j++) p1[j] = j;
    for (i = 1; i <= na; i++) {
        p2[0] = i;
        for (j = 1; j <= nb; j++) {
            char x = a[i - 1] == '-' ? '_' : a[i - 1], y = b[j - 1] == '-' ? '_' : b[j - 1];
            size_t best = p1[j - 1] + (x != y);
            if (p1[j] + 1 < best) best = p1[j] + 1;
            if (p2[j - 1] + 1 < best) best = p2[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                p0[j - 2] + 1 < best)
                best = p0[j - 2] + 1;
            p2[j] = best;
        }
        t = p0; p0 = p1; p1 = p2; p2 = t;
    }
    return p1[nb];
}
typedef struct app_guess { char word[64]; size_t distance; } app_guess;
static NN_UNUSED void app_try(app_guess *g, const char *typed, const char *word, size_t n)
{
    char w[64];
    size_t d;
    if (n >= sizeof w) return;
    memcpy(w, word, n);
    w[n] = 0;
    d = app_distance(typed, w);
    if (d < g->distance) { g->distance = d; memcpy(g->word, w, n + 1); }
}
static NN_UNUSED int app_close(const app_guess *g, const char *typed)
{
    size_t n = strlen(typed);
    return n > 1 && g->distance <= (n < 4 ? 1u : n < 8 ? 2u : 3u);
}

static NN_UNUSED int app_is_common(const nn_option *o)
{
    return o >= app_common && o < app_common + APP_N_COMMON;
}
#define APP_SEED_ROW (&app_common[2])
/* seeds of command c, which follow --seed: 2 one is a flag, 1 its config file alone gives them, 0 none */
static NN_UNUSED int app_has_seeds(const nn_app *app, int c)
{
    int found = 0;
    size_t i;
    for (i = 0; i < app->program->n_options && found < 2; i++) {
        const nn_option *o = &app->program->options[i];
        if (o->type != NN_APP_SEED || (o->commands && !(o->commands >> c & 1u))) continue;
        found = o->from_file >> c & 1u ? 1 : 2;
    }
    return found;
}
/* a row of command c (-1: of any) */
static NN_UNUSED int app_has_in(const nn_app *app, const nn_option *o, int c)
{
    if (app_is_common(o)) {
        unsigned uses = c < 0 || !app->program->n_commands ? 0 : app->program->commands[c].uses;
        if (app->program->tool && o->field != offsetof(nn_app, want_help) &&
            o->field != offsetof(nn_app, want_version))
            return 0;
        return !o->commands || !uses || (uses & o->commands) ||
               (o == APP_SEED_ROW && app_has_seeds(app, c));
    }
    return !o->commands || c < 0 || (o->commands >> c & 1u);
}
static NN_UNUSED int app_has(const nn_app *app, const nn_option *o)
{
    return app_has_in(app, o, app->command);
}
/* the command takes it from its config file alone */
static NN_UNUSED int app_filed(const nn_app *app, const nn_option *o)
{
    const int c = app->command;
    unsigned uses;
    if (c < 0 || (o->flags & NN_APP_KEY)) return (o->flags & NN_APP_KEY) != 0;
    uses = app->program->n_commands ? app->program->commands[c].uses : 0;
    if (o == APP_SEED_ROW && uses && !(uses & NN_APP_USES_SEED)) return app_has_seeds(app, c) < 2;
    return (int)(o->from_file >> c & 1u);
}
static NN_UNUSED size_t app_rows(const nn_app *app) { return app->program->n_options + APP_N_COMMON; }
static NN_UNUSED const nn_option *app_row(const nn_app *app, size_t i)
{
    return i < app->program->n_options ? &app->program->options[i] :
                                         &app_common[i - app->program->n_options];
}
static NN_UNUSED unsigned char *app_mark(nn_app *app, size_t i)
{
    return i < app->program->n_options ? &app->given[i] : &app->given_common[i - app->program->n_options];
}
static NN_UNUSED char *app_field(const nn_app *app, size_t i)
{
    const nn_option *o = app_row(app, i);
    return (i < app->program->n_options ? (char *)app->opts : (char *)(uintptr_t)app) + o->field;
}
static NN_UNUSED const char *app_last(const char *key)
{
    const char *d = strrchr(key, '.');
    return d ? d + 1 : key;
}
/* app_find: rows of this command whose key, alias or trailing parts are name. Returns how many
 * different keys match
 * at the best level (0 none, 1 found in *row); common flags win over last parts of dotted keys. */
static NN_UNUSED size_t app_find(const nn_app *app, const char *name, size_t n, size_t *row, size_t *other)
{
    size_t i, hits = 0, rows = app_rows(app);
    int level;
    for (level = 0; level < 2; level++) {
        for (i = 0; i < rows; i++) {
            const nn_option *o = app_row(app, i);
            size_t k = strlen(o->key);
            int match;
            if (!app_has(app, o) || app_filed(app, o)) continue;
            if (level == 0)
                match = app_same(o->key, k, name, n) || app_in_list(o->alias, name, n) >= 0;
            else match = k > n + 1 && o->key[k - n - 1] == '.' && app_same(o->key + k - n, n, name, n);
            if (match) { if (hits++) { if (other) *other = i; } else *row = i; }
        }
        if (hits) return hits;
    }
    return 0;
}

/* -- values -- */
static NN_UNUSED int app_number(const char *s, size_t n, double *v)
{
    return n > 0 && nn_f64_parse(s, n, v) == n && *v - *v == 0;      /* no nan, no inf */
}
/* whole numbers; "1e6" is one, too. Returns 0 when it is none or does not fit. */
static NN_UNUSED int app_whole(const char *s, size_t n, int neg_ok, int64_t *v, uint64_t *u)
{
    uint64_t a = 0;
    size_t i = 0;
    int neg = 0;
    double d;
    if (n && (s[0] == '-' || s[0] == '+')) { neg = s[0] == '-'; i = 1; }
    if (i == n) return 0;
    for (; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') break;
        if (a > (UINT64_MAX - (uint64_t)(s[i] - '0')) / 10) return 0;
        a = a * 10 + (uint64_t)(s[i] - '0');
    }
    if (i < n) {
        if (!app_number(s, n, &d) || d != floor(d) || fabs(d) > 9007199254740992.0) return 0;
        neg = d < 0;
        a = (uint64_t)fabs(d);
    }
    if (neg && a && !neg_ok) return 0;
    if (u) { *u = a; return !neg || a == 0; }
    if (a > (uint64_t)INT64_MAX) return 0;
    *v = neg ? -(int64_t)a : (int64_t)a;
    return 1;
}
static NN_UNUSED int app_inside(const nn_option *o, double v)
{
    if (o->min == 0 && o->max == 0 && !(o->flags & (NN_APP_ABOVE | NN_APP_BELOW))) return 1;
    if (v < o->min || ((o->flags & NN_APP_ABOVE) && v == o->min)) return 0;
    if (o->max == 0 && o->min >= 0 && (o->flags & NN_APP_ABOVE)) return 1;     /* "> 0" alone */
    return !(v > o->max || ((o->flags & NN_APP_BELOW) && v == o->max));
}
/* what the row accepts, for messages and help */
static NN_UNUSED const char *app_expect(const nn_option *o, char *buf, size_t cap)
{
    const char *what = "text";
    char a[40], b[40];
    switch (o->type) {
    case NN_APP_BOOL: what = "true or false"; break;
    case NN_APP_INT: case NN_APP_SIZE: what = "a whole number"; break;
    case NN_APP_U64: case NN_APP_SEED: what = "a whole number >= 0"; break;
    case NN_APP_NUM: what = "a number"; break;
    case NN_APP_ENUM: (void)snprintf(buf, cap, "one of %s", o->choices); return buf;
    case NN_APP_RANGE: what = "LO:HI or a number, LO <= HI,"; break;
    case NN_APP_IRANGE: what = "LO:HI or a whole number, LO <= HI,"; break;
    case NN_APP_SWEEP: what = "LO:HI:STEP, STEP > 0, or a number,"; break;
    case NN_APP_TEXTS:
        if (o->choices) {
            (void)snprintf(buf, cap, "a list of %s", o->choices);
            return buf;
        }
        what = "a list";
        break;
    case NN_APP_INTS: what = "whole numbers, comma between them,"; break;
    case NN_APP_NUMS: what = "numbers, comma between them,"; break;
    default: break;
    }
    if (o->min != 0 || o->max != 0 || (o->flags & (NN_APP_ABOVE | NN_APP_BELOW))) {
        if (o->max == 0 && (o->flags & NN_APP_ABOVE))
            (void)snprintf(buf, cap, "%s > %s", what, app_num(a, o->min));
        else
            (void)snprintf(buf, cap, "%s in %s%s, %s%s", what, o->flags & NN_APP_ABOVE ? "(" : "[",
                           app_num(a, o->min), app_num(b, o->max),
                           o->flags & NN_APP_BELOW ? ")" : "]");
    } else (void)snprintf(buf, cap, "%s", what);
    return buf;
}
/* app_store: text -> field of row i. 0 = fine, 1 = not what the row expects, 2 = no memory */
static NN_UNUSED int app_store(nn_app *app, size_t i, const char *s)
{
    const nn_option *o = app_row(app, i);
    char *f = app_field(app, i);
    size_t n = strlen(s);
    int64_t w = 0;
    uint64_t u = 0;
    double v = 0;
    switch (o->type) {
    case NN_APP_BOOL:
        if (app_in_list("true|yes|on|1|True", s, n) >= 0) *(int *)(void *)f = 1;
        else if (app_in_list("false|no|off|0|False", s, n) >= 0) *(int *)(void *)f = 0;
        else return 1;
        return 0;
    case NN_APP_INT:
        if (!app_whole(s, n, 1, &w, NULL) || !app_inside(o, (double)w)) return 1;
        *(int64_t *)(void *)f = w;
        return 0;
    case NN_APP_SIZE:
        if (!app_whole(s, n, 0, &w, NULL) || !app_inside(o, (double)w) ||
            (uint64_t)w > SIZE_MAX)
            return 1;
        *(size_t *)(void *)f = (size_t)w;
        return 0;
    case NN_APP_U64: case NN_APP_SEED:
        if (!app_whole(s, n, 0, &w, &u) || !app_inside(o, (double)u)) return 1;
        *(uint64_t *)(void *)f = u;
        return 0;
    case NN_APP_NUM:
        if (!app_number(s, n, &v) || !app_inside(o, v)) return 1;
        *(double *)(void *)f = v;
        return 0;
    case NN_APP_TEXT: {
        char *p = app_dup(app, s, n);
        if (!p) return 2;
        *(const char **)(void *)f = p;
        return 0; }
    case NN_APP_ENUM: {
        int k = app_in_list(o->choices, s, n);
        if (k < 0) return 1;
        *(int *)(void *)f = k;
        return 0; }
    case NN_APP_RANGE: case NN_APP_IRANGE: case NN_APP_SWEEP: {
        double part[3] = { 0, 0, 0 };
        int64_t whole[3] = { 0, 0, 0 };
        size_t k = 0, a = 0, e;
        for (;;) {
            for (e = a; e < n && s[e] != ':'; e++) {}
            if (k == 3) return 1;
            if (o->type == NN_APP_IRANGE ? !app_whole(s + a, e - a, 1, &whole[k], NULL) :
                                           !app_number(s + a, e - a, &part[k]))
                return 1;
            k++;
            if (e == n) break;
            a = e + 1;
        }
        if (o->type == NN_APP_SWEEP) {
            nn_sweep *p = (nn_sweep *)(void *)f;
            if (k == 2 || (k == 3 && (!(part[2] > 0) || part[0] > part[1]))) return 1;
            if (!app_inside(o, part[0]) ||
                (k == 3 && (!app_inside(o, part[1]) || (part[1] - part[0]) / part[2] > 1e5)))
                return 1;
            p->lo = part[0];
            p->hi = k == 3 ? part[1] : part[0];
            p->step = part[2];
            return 0;
        }
        if (k == 3) return 1;
        if (o->type == NN_APP_RANGE) {
            nn_range *p = (nn_range *)(void *)f;
            if (k == 1) part[1] = part[0];
            if (part[0] > part[1] || !app_inside(o, part[0]) || !app_inside(o, part[1])) return 1;
            p->min = part[0];
            p->max = part[1];
        } else {
            nn_irange *p = (nn_irange *)(void *)f;
            if (k == 1) whole[1] = whole[0];
            if (whole[0] > whole[1] || !app_inside(o, (double)whole[0]) ||
                !app_inside(o, (double)whole[1]))
                return 1;
            p->min = whole[0];
            p->max = whole[1];
        }
        return 0; }
    case NN_APP_TEXTS: case NN_APP_INTS: case NN_APP_NUMS: {
        size_t k = 0, a = 0, e, count = n ? 1 : 0;
        const char **tv = NULL;
        int64_t *iv = NULL;
        double *nv = NULL;
        for (e = 0; e < n; e++) if (s[e] == ',') count++;
        if (o->type == NN_APP_TEXTS)
            tv = (const char **)nn_arena_get(&app->arena, (count + 1) * sizeof *tv);
        else if (o->type == NN_APP_INTS)
            iv = (int64_t *)nn_arena_get(&app->arena, (count + 1) * sizeof *iv);
        else nv = (double *)nn_arena_get(&app->arena, (count + 1) * sizeof *nv);
        if (!tv && !iv && !nv) return 2;
        for (; k < count; k++, a = e + 1) {
            for (e = a; e < n && s[e] != ','; e++) {}
            if (tv) {
                size_t b = a, z = e;
                while (b < z && s[b] == ' ') b++;
                while (z > b && s[z - 1] == ' ') z--;
                if (b == z || (o->choices && app_in_list(o->choices, s + b, z - b) < 0)) return 1;
                tv[k] = app_dup(app, s + b, z - b);
                if (!tv[k]) return 2;
            } else if (iv) {
                if (!app_whole(s + a, e - a, 1, &iv[k], NULL) ||
                    !app_inside(o, (double)iv[k]))
                    return 1;
            } else if (!app_number(s + a, e - a, &nv[k]) || !app_inside(o, nv[k])) return 1;
        }
        if (tv) { ((nn_texts *)(void *)f)->v = tv; ((nn_texts *)(void *)f)->n = count; }
        else if (iv) { ((nn_ints *)(void *)f)->v = iv; ((nn_ints *)(void *)f)->n = count; }
        else { ((nn_nums *)(void *)f)->v = nv; ((nn_nums *)(void *)f)->n = count; }
        return 0; }
    default: return 0;
    }
}
/* app_take: a value for row i from `where` ("--lr", "run.yaml:3:5: lr"); 0 = fine, else 2 after
 * printing */
static NN_UNUSED int app_take(nn_app *app, size_t i, const char *s, const char *where, unsigned char source)
{
    const nn_option *o = app_row(app, i);
    char want[256];
    int bad;
    if (o->type == NN_APP_REFUSED) return nn_app_usage(app, "%s: refused: %s", where, o->help);
    if (o->type == NN_APP_IGNORED) { *app_mark(app, i) = source; return 0; }
    if ((o == &app_common[4] || (o->choices && strcmp(o->choices, "auto|cpu") == 0)) &&
        (app_in_list("cuda|mps|gpu", s, strlen(s)) >= 0 || strncmp(s, "cuda:", 5) == 0))
        return nn_app_usage(
            app, "%s: '%s' is refused: this suite computes on the CPU only, expected auto or cpu",
            where, s);
    bad = app_store(app, i, s);
    if (bad == 2) {
        (void)nn_app_usage(app, "%s: out of memory", where);
        return 1;
    }
    if (bad) {
        app_guess g;
        g.distance = 99;
        g.word[0] = 0;
        if (o->choices) {
            const char *p = o->choices;
            while (p && *p) {
                const char *e = strchr(p, '|');
                app_try(&g, s, p, e ? (size_t)(e - p) : strlen(p));
                p = e ? e + 1 : NULL;
            }
        }
        if (o->choices && app_close(&g, s))
            return nn_app_usage(app, "%s: expected %s, got '%s'; did you mean '%s'?", where,
                                app_expect(o, want, sizeof want), s, g.word);
        return nn_app_usage(app, "%s: expected %s, got '%s'", where,
                            app_expect(o, want, sizeof want), s);
    }
    *app_mark(app, i) = source;
    return 0;
}
/* every row of the same key and command gets the mark of the one that was set (rows may share a field) */
NN_DEF int nn_app_given(const nn_app *app, const char *key)
{
    size_t i;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        if (app_has(app, o) && app_same(o->key, strlen(o->key), key, strlen(key)))
            return i < app->program->n_options ? app->given[i] :
                                                 app->given_common[i - app->program->n_options];
    }
    return 0;
}
NN_DEF const char *nn_app_choice(const nn_app *app, const char *key)
{
    size_t i;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        if (o->type == NN_APP_ENUM && app_has(app, o) &&
            app_same(o->key, strlen(o->key), key, strlen(key))) {
            int k = *(int *)(void *)app_field(app, i);
            const char *p = o->choices, *e;
            while (k-- > 0 && p) { p = strchr(p, '|'); if (p) p++; }
            if (!p) return "";
            e = strchr(p, '|');
            if (!e) return p;
            { char *d = app_dup((nn_app *)(uintptr_t)app, p, (size_t)(e - p)); return d ? d : ""; }
        }
    }
    return "";
}

/* -- effective values as a tree -- */
static NN_UNUSED nn_json *app_node(nn_app *app, const char *key, nn_json_type type, double d, int64_t i)
{
    nn_json *v = nn_json_new(&app->arena, type, key);
    if (!v) return NULL;
    if (type == NN_JSON_REAL) v->v.d = d;
    else if (type == NN_JSON_INT || type == NN_JSON_BOOL) v->v.i = i;
    return v;
}
/* A path need not be UTF-8, JSON must be: bytes that are not become U+FFFD, and all of them follow in
 * hex. */
static NN_UNUSED const char *app_readable(nn_app *app, const char *s)
{
    size_t n = strlen(s), i = 0, to = 0, room, len;
    uint32_t c;
    char *p;
    while (i < n && (len = nn_utf8_get(s + i, n - i, &c)) != 0) i += len;
    if (i == n) return s;
    p = app_get(app, 5 * n + 10, &room);
    if (room < 5 * n + 10) return "?";
    for (i = 0; i < n; i += len) {
        len = nn_utf8_get(s + i, n - i, &c);
        memcpy(p + to, len ? s + i : "\xEF\xBF\xBD", len ? len : 3);
        to += len ? len : 3;
        if (!len) len = 1;
    }
    to += (size_t)snprintf(p + to, room - to, " (hex ");
    for (i = 0; i < n; i++) to += (size_t)snprintf(p + to, room - to, "%02x", (unsigned char)s[i]);
    (void)snprintf(p + to, room - to, ")");
    return p;
}
static NN_UNUSED nn_json *app_str(nn_app *app, const char *key, const char *s)
{
    if (s) s = app_readable(app, s);
    return s ? nn_json_new_str(&app->arena, key, s, strlen(s)) : app_node(app, key, NN_JSON_NULL, 0, 0);
}
static NN_UNUSED nn_json *app_real(nn_app *app, const char *key, double v)
{
    if (v == floor(v) && fabs(v) < 1e15) return app_node(app, key, NN_JSON_INT, 0, (int64_t)v);
    return app_node(app, key, NN_JSON_REAL, v, 0);
}
/* app_value: row i as a node named key; NULL when memory is out */
static NN_UNUSED nn_json *app_value(nn_app *app, size_t i, const char *key)
{
    const nn_option *o = app_row(app, i);
    const char *f = app_field(app, i);
    nn_json *v, *c[3] = { NULL, NULL, NULL };
    size_t k;
    switch (o->type) {
    case NN_APP_BOOL: return app_node(app, key, NN_JSON_BOOL, 0, *(const int *)(const void *)f);
    case NN_APP_INT: return app_node(app, key, NN_JSON_INT, 0, *(const int64_t *)(const void *)f);
    case NN_APP_SIZE:
        return app_node(app, key, NN_JSON_INT, 0, (int64_t) * (const size_t *)(const void *)f);
    case NN_APP_U64: case NN_APP_SEED: {
        uint64_t u = *(const uint64_t *)(const void *)f;
        if (u <= (uint64_t)INT64_MAX) return app_node(app, key, NN_JSON_INT, 0, (int64_t)u);
        v = nn_json_new(&app->arena, NN_JSON_UINT, key);
        if (v) v->v.u = u;
        return v; }
    case NN_APP_NUM: return app_real(app, key, *(const double *)(const void *)f);
    case NN_APP_TEXT: return app_str(app, key, *(const char *const *)(const void *)f);
    case NN_APP_ENUM: return app_str(app, key, nn_app_choice(app, o->key));
    case NN_APP_RANGE: {
        const nn_range *r = (const nn_range *)(const void *)f;
        c[0] = app_real(app, "min", r->min);
        c[1] = app_real(app, "max", r->max);
        break; }
    case NN_APP_IRANGE: {
        const nn_irange *r = (const nn_irange *)(const void *)f;
        c[0] = app_node(app, "min", NN_JSON_INT, 0, r->min);
        c[1] = app_node(app, "max", NN_JSON_INT, 0, r->max);
        break; }
    case NN_APP_SWEEP: {
        const nn_sweep *r = (const nn_sweep *)(const void *)f;
        if (!(r->step > 0)) return app_real(app, key, r->lo);
        c[0] = app_real(app, "min", r->lo);
        c[1] = app_real(app, "max", r->hi);
        c[2] = app_real(app, "step", r->step);
        if (!c[2]) return NULL;
        break; }
    case NN_APP_TEXTS: case NN_APP_INTS: case NN_APP_NUMS: {
        size_t n = o->type == NN_APP_TEXTS ? ((const nn_texts *)(const void *)f)->n :
                   o->type == NN_APP_INTS  ? ((const nn_ints *)(const void *)f)->n :
                                             ((const nn_nums *)(const void *)f)->n;
        v = nn_json_new(&app->arena, NN_JSON_ARRAY, key);
        for (k = 0; v && k < n; k++) {
            nn_json *e = o->type == NN_APP_TEXTS ?
                             app_str(app, NULL, ((const nn_texts *)(const void *)f)->v[k]) :
                         o->type == NN_APP_INTS ?
                             app_node(app, NULL, NN_JSON_INT, 0,
                                          ((const nn_ints *)(const void *)f)->v[k]) :
                             app_real(app, NULL, ((const nn_nums *)(const void *)f)->v[k]);
            if (!e) return NULL;
            nn_json_add(v, e);
        }
        return v; }
    default: return app_node(app, key, NN_JSON_NULL, 0, 0);
    }
    v = nn_json_new(&app->arena, NN_JSON_OBJECT, key);
    if (!v || !c[0] || !c[1]) return NULL;
    for (k = 0; k < 3; k++) if (c[k]) nn_json_add(v, c[k]);
    return v;
}
/* app_tree: all effective options as nested maps; NULL when memory is out. A key that is also a
 * branch ("pca" beside
 * "pca.components") stays out of the tree when its branch is there: the branch says more. */
static NN_UNUSED nn_json *app_tree(nn_app *app)
{
    size_t i, j, rows = app_rows(app);
    nn_json *root = nn_json_new(&app->arena, NN_JSON_OBJECT, NULL);
    for (i = 0; root && i < rows; i++) {
        const nn_option *o = app_row(app, i);
        const char *part = o->key, *dot;
        nn_json *at = root, *v;
        size_t nk = strlen(o->key);
        int skip = !app_has(app, o) || (o->flags & NN_APP_FLAG) || o->type >= NN_APP_IGNORED ||
                   o->type == NN_APP_NONE || strcmp(o->key, "threads") == 0;
        for (j = 0; !skip && j < rows; j++) {
            const nn_option *q = app_row(app, j);
            if (!app_has(app, q)) continue;
            if (j < i && strcmp(q->key, o->key) == 0) skip = 1;
            /* a further name of a value that stands there already */
            if (j < i && i < app->program->n_options && q->field == o->field &&
                q->type == o->type && !(q->flags & NN_APP_FLAG))
                skip = 1;
            if (strncmp(q->key, o->key, nk) == 0 && q->key[nk] == '.' &&
                *(int *)(void *)app_field(app, i))
                skip = 1;
        }
        if (skip) continue;
        while ((dot = strchr(part, '.')) != NULL) {
            const char *name = nn_app_text(app, "%.*s", (int)(dot - part), part);
            nn_json *sub = nn_json_get(at, name);
            /* "pca: false" stands there already: off is off */
            if (sub && sub->type != NN_JSON_OBJECT) break;
            if (!sub) {
                sub = nn_json_new(&app->arena, NN_JSON_OBJECT, name);
                if (!sub) return NULL;
                nn_json_add(at, sub);
            }
            at = sub;
            part = dot + 1;
        }
        if (dot) continue;
        v = app_value(app, i, part);
        if (!v) return NULL;
        nn_json_add(at, v);
    }
    return root;
}
NN_DEF const char *nn_app_yaml(nn_app *app)
{
    nn_json *root = app_tree(app);
    nn_buf b = NN_ZERO;
    const char *r = NULL;
    if (root && nn_yaml_write(&b, root, NULL) == NN_OK) r = app_dup(app, (const char *)b.data, b.len);
    nn_buf_free(&b);
    return r;
}

/* -- help -- */
static NN_UNUSED void app_wrap(FILE *f, const char *s, size_t at, size_t left)
{
    /* words of s from column `at`, further lines from column `left`, up to 79 columns; of a word that no line
     * holds (a list of values) the part up to a '|' */
    while (*s) {
        size_t n = strcspn(s, " \n"), part;
        if (left + n > 79) {
            for (part = n; part > 0 && (s[part - 1] != '|' || left + part > 79); part--) { }
            if (part) n = part;
        }
        if (at > left && at + n + 1 > 79) { fprintf(f, "\n%*s", (int)left, ""); at = left; }
        else if (at > left) { fputc(' ', f); at++; }
        fwrite(s, 1, n, f);
        at += n;
        s += n;
        if (*s == '\n') { fprintf(f, "\n%*s", (int)left, ""); at = left; }
        while (*s == ' ' || *s == '\n') s++;
        if (*s && at == left && n == 0) at = left;
    }
    fputc('\n', f);
}
static NN_UNUSED void app_flag_name(const nn_app *app, const nn_option *o, char *buf, size_t cap)
{
    size_t row = 0, i;
    const char *name = app_last(o->key);
    if (app_find(app, name, strlen(name), &row, NULL) != 1 || app_row(app, row) != o) name = o->key;
    /* a name that was given on purpose reads better */
    if (o->alias && o->alias[0] && strchr(o->key, '.')) {
        size_t n = strcspn(o->alias, "|");
        if (n > 1 && n < cap) { (void)snprintf(buf, cap, "%.*s", (int)n, o->alias); name = NULL; }
    }
    if (name) (void)snprintf(buf, cap, "%s", name);
    for (i = 0; buf[i]; i++) if (buf[i] == '_') buf[i] = '-';
}
static NN_UNUSED const char *app_mode_text(nn_app *app, char *buf, size_t cap, const char *mode);
/* app_describe: how help, man page and completions speak of a row: the flag's name, its value
 * (maybe ""), meaning, bounds, default */
typedef struct app_words { char name[96], value[64], text[600]; } app_words;
static NN_UNUSED void app_describe(app_words *w, nn_app *app, const nn_option *o)
{
    char lim[256], *text = w->text;
    const char *v = "";
    size_t n, cap = sizeof w->text;
    app_flag_name(app, o, w->name, sizeof w->name);
    switch (o->type) {
    case NN_APP_BOOL: break;
    case NN_APP_TEXT: v = "TEXT"; break;
    case NN_APP_RANGE: case NN_APP_IRANGE: v = "LO:HI"; break;
    case NN_APP_SWEEP: v = "LO:HI:STEP"; break;
    case NN_APP_TEXTS: v = "A,B,..."; break;
    case NN_APP_INTS: case NN_APP_NUMS: v = "N,N,..."; break;
    case NN_APP_ENUM: v = strlen(o->choices) <= 18 ? o->choices : "WORD"; break;
    case NN_APP_NUM: v = "X"; break;
    default: v = "N"; break;
    }
    if (o->value) v = o->value;
    (void)snprintf(w->value, sizeof w->value, "%s", v);
    (void)snprintf(text, cap, "%s", o->help ? o->help : "");
    if ((o->type == NN_APP_ENUM && strcmp(v, o->choices) != 0) || (o->type == NN_APP_TEXTS && o->choices)) {
        const char *c = o->choices;
        size_t k = strlen(text);
        if (k && k + 3 < cap) { (void)snprintf(text + k, cap - k, ": "); k += 2; }
        for (; *c && k + 4 < cap; c++) {
            if (*c == '|') {
                text[k++] = ',';
                text[k++] = ' ';
            } else text[k++] = *c;
        }
        text[k] = 0;
    }
    lim[0] = 0;
    n = 0;
    if (o->type != NN_APP_ENUM &&
        (o->min != 0 || o->max != 0 || (o->flags & (NN_APP_ABOVE | NN_APP_BELOW)))) {
        char a[40], b[40];
        if (o->max == 0 && (o->flags & NN_APP_ABOVE))
            n += (size_t)snprintf(lim, sizeof lim, "> %s", app_num(a, o->min));
        else
            n += (size_t)snprintf(lim, sizeof lim, "%s..%s", app_num(a, o->min),
                                  app_num(b, o->max));
    }
    if (o->unit && strcmp(o->unit, lim) != 0)
        n += (size_t)snprintf(lim + n, sizeof lim - n, "%s%s", n ? " " : "", o->unit);
    if (o->flags & NN_APP_REQUIRED)
        n += (size_t)snprintf(lim + n, sizeof lim - n, "%srequired", n ? "; " : "");
    else if (o->type == NN_APP_SEED)
        n += (size_t)snprintf(lim + n, sizeof lim - n, "%sdefault %s%s--seed", n ? "; " : "",
                              o->def ? o->def : "", o->def ? ", or " : "");
    else if (o->def && !(o->type == NN_APP_BOOL && strcmp(o->def, "false") == 0))
        n += (size_t)snprintf(lim + n, sizeof lim - n, "%sdefault %s", n ? "; " : "",
                              o->type == NN_APP_BOOL ? "on" : o->def);
    if (o->mode && n + 1 < sizeof lim) {
        char mode[256];
        (void)app_mode_text(app, mode, sizeof mode, o->mode);
        if (mode[0]) n += (size_t)snprintf(lim + n, sizeof lim - n, "%s%s", n ? "; " : "", mode);
    }
    if ((o->flags & NN_APP_MAY_CHANGE) && n + 1 < sizeof lim)
        n += (size_t)snprintf(lim + n, sizeof lim - n, "%smay change on --resume", n ? "; " : "");
    if (n && n < sizeof lim) {
        size_t k = strlen(text);
        (void)snprintf(text + k, cap - k, "%s(%s)", k ? " " : "", lim);
    }
}
static NN_UNUSED void app_help_row(FILE *f, nn_app *app, const nn_option *o)
{
    app_words w;
    int n;
    app_describe(&w, app, o);
    n = fprintf(f, "  --%s%s%s", w.name, w.value[0] ? " " : "", w.value);
    if (n < 27) fprintf(f, "%*s", 28 - n, "");
    else fprintf(f, "\n%*s", 28, "");
    app_wrap(f, w.text, 28, 28);
}
/* the notes, at most 79 columns: a longer line is broken at blanks, with the shell's " \\" where it
 * is a command */
static NN_UNUSED void app_notes(FILE *f, const nn_app_program *p)
{
    const char *s = p->notes, *nl;
    for (; *s; s = *nl ? nl + 1 : nl) {
        size_t in = strspn(s, " "), n, left = 79, k = strlen(p->name);
        int command = strncmp(s + in, p->name, k) == 0 && s[in + k] == ' ';
        nl = s + strcspn(s, "\n");
        while ((n = (size_t)(nl - s)) > left) {
            size_t cut = left - (command ? 2 : 0), most = cut;
            while (cut > in && s[cut] != ' ') cut--;
            if (cut <= in) for (cut = most; cut < n && s[cut] != ' '; cut++) { }
            if (cut >= n) break;
            fprintf(f, "%.*s%s\n%*s", (int)cut, s, command ? " \\" : "", (int)in + 4, "");
            s += cut + strspn(s + cut, " ");
            left = 79 - in - 4;
            if (n) in = 0;
        }
        fprintf(f, "%.*s\n", (int)(nl - s), s);
    }
}
/* what help, man page and completions list */
static NN_UNUSED int app_shown(const nn_app *app, const nn_option *o)
{
    return app_has(app, o) && !(o->flags & NN_APP_HIDDEN) && !app_filed(app, o) &&
           o->type < NN_APP_IGNORED && o->type != NN_APP_NONE;
}
/* 1 = --resume may give the row another value */
static NN_UNUSED int app_may_change(const nn_option *o)
{
    return (o->flags & (NN_APP_FLAG | NN_APP_MAY_CHANGE)) || o->effect == NN_EFFECT_SPEED ||
           o->effect == NN_EFFECT_PLACE;
}
static NN_UNUSED int app_resumes(const nn_app *app)
{
    size_t i;
    for (i = 0; i < APP_N_COMMON; i++)
        if (app_common[i].field == offsetof(nn_app, resume)) return app_has(app, &app_common[i]);
    return 0;
}
/* What --resume takes: generated, so that the list is that of app_same_value. */
static NN_UNUSED void app_help_resume(FILE *f, const nn_app *app)
{
    char list[1200];
    size_t i, n = 0;
    if (!app_resumes(app)) return;
    list[0] = 0;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        app_words w;
        if (!app_has(app, o) || !app_may_change(o) || !app_shown(app, o) ||
            (app_is_common(o) && o->effect != NN_EFFECT_SPEED))
            continue;
        app_flag_name(app, o, w.name, sizeof w.name);
        if (n + strlen(w.name) + 5 < sizeof list)
            n += (size_t)snprintf(list + n, sizeof list - n, "%s--%s", n ? ", " : "", w.name);
    }
    fputs("\n--resume goes on with the run that is there. Other values may have\n  ", f);
    app_wrap(f, list, 2, 2);
    app_wrap(f, "Another value of anything else, or an input that has changed, is refused and named.", 0, 0);
}
static NN_UNUSED void app_help(FILE *f, nn_app *app)
{
    const nn_app_program *p = app->program;
    const nn_app_command *c = app->command >= 0 && p->n_commands ? &p->commands[app->command] : NULL;
    size_t i, j, rows = app_rows(app);
    if (c && !p->single)
        fprintf(f, "usage: %s %s%s%s [options]\n\n", p->name, c->name, c->args ? " " : "",
                c->args ? c->args : "");
    else if (p->n_commands && !p->single) fprintf(f, "usage: %s COMMAND [options]\n\n", p->name);
    else
        fprintf(f, "usage: %s%s%s [options]\n\n", p->name, c && c->args ? " " : "",
                c && c->args ? c->args : "");
    app_wrap(f, c && !p->single && c->help ? c->help : p->about ? p->about : "", 0, 0);
    if (!c && p->n_commands && !p->single) {
        fprintf(f, "\ncommands\n");
        for (i = 0; i < p->n_commands; i++) {
            size_t n = strlen(p->commands[i].name);
            fprintf(f, "  %s%*s", p->commands[i].name, (int)(n < 24 ? 26 - n : 1), "");
            app_wrap(f, p->commands[i].help ? p->commands[i].help : "", 28, 28);
        }
        fprintf(f, "\n`%s COMMAND --help` lists the options of a command.\n", p->name);
    }
    for (i = 0; i < rows; i++) {
        const nn_option *o = app_row(app, i);
        const char *group = o->group ? o->group : "options";
        int first = 1;
        if (!c && p->n_commands && !p->single && i < p->n_options) continue;
        if (!app_shown(app, o)) continue;
        for (j = 0; j < i; j++) {
            const nn_option *q = app_row(app, j);
            if (!c && p->n_commands && !p->single && j < p->n_options) continue;
            if (app_shown(app, q) &&
                strcmp(q->group ? q->group : "options", group) == 0)
                first = 0;
        }
        if (!first) continue;
        fprintf(f, "\n%s\n", group);
        for (j = i; j < rows; j++) {
            const nn_option *q = app_row(app, j);
            if (app_shown(app, q) &&
                strcmp(q->group ? q->group : "options", group) == 0)
                app_help_row(f, app, q);
        }
    }
    if (c) app_help_resume(f, app);
    fprintf(f, "\nSwitches have a --no- form%s.\n",
            p->tool ? "" : "; every option may stand in the --config file, too");
    if (!c || p->single) fprintf(f, "Also: %s man; %s completions bash|zsh.\n", p->name, p->name);
    if (p->notes) { fputc('\n', f); app_notes(f, p); }
}
/* -- man page and completions, from the same table -- */
/* roff: a hyphen that is one, no accidental request at the start of a line */
static NN_UNUSED void app_roff(const char *s, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) {
        if ((i == 0 || s[i - 1] == '\n') && (s[i] == '.' || s[i] == '\'')) fputs("\\&", stdout);
        if (s[i] == '\\') fputs("\\e", stdout);
        else if (s[i] == '-') fputs("\\-", stdout);
        else if (s[i] == '\'') fputs("\\(aq", stdout);
        else if (s[i] == '`') fputs("\\(ga", stdout);
        else if (s[i] == '^') fputs("\\(ha", stdout);
        else if (s[i] == '~') fputs("\\(ti", stdout);
        else putchar(s[i]);
    }
}
static NN_UNUSED void app_roff_line(const char *before, const char *s)
{
    fputs(before, stdout);
    app_roff(s, strlen(s));
    putchar('\n');
}
static NN_UNUSED void app_man(nn_app *app)
{
    const nn_app_program *p = app->program;
    int many = p->n_commands && !p->single;
    size_t i, j, k, rows = app_rows(app);
    const char *about = p->about ? p->about : p->name, *dot = strstr(about, ". ");
    size_t n = dot ? (size_t)(dot - about) : strlen(about);
    printf(".TH %s 1 \"\" \"nn %s\"\n.SH NAME\n", p->name, NN_VERSION);
    app_roff(p->name, strlen(p->name));
    fputs(" \\- ", stdout);
    app_roff(about, n && about[n - 1] == '.' ? n - 1 : n);
    printf("\n.SH SYNOPSIS\n");
    for (i = 0; i < (p->n_commands ? p->n_commands : 1); i++) {
        const nn_app_command *c = p->n_commands ? &p->commands[i] : NULL;
        if (i) printf(".br\n");
        app_roff_line(".B ", p->name);
        if (many) app_roff_line(".B ", c->name);
        if (c && c->args) app_roff_line(".I ", c->args);
        printf("[options]\n");
    }
    app_roff_line(".SH DESCRIPTION\n", about);
    if (many) {
        printf(".SH COMMANDS\n");
        for (i = 0; i < p->n_commands; i++) {
            const nn_app_command *c = &p->commands[i];
            app_roff_line(".TP\n.B ", c->name);
            if (c->help) app_roff(c->help, strlen(c->help));
            if (c->out) {
                fputs("; writes into \\-\\-out, by default ", stdout);
                app_roff(c->out, strlen(c->out));
            }
            putchar('\n');
        }
        printf(".TP\n.B completions bash|zsh\nPrint the shell's completions.\n.TP\n.B man\nPrint "
               "this page.\n");
    }
    printf(".SH OPTIONS\n");
    for (i = 0; i < rows; i++) {
        const char *group = app_row(app, i)->group ? app_row(app, i)->group : "options";
        if (!app_shown(app, app_row(app, i))) continue;
        for (j = 0; j < i; j++)
            if (app_shown(app, app_row(app, j)) &&
                strcmp(app_row(app, j)->group ? app_row(app, j)->group : "options",
                       group) == 0)
                break;
        if (j < i) continue;
        app_roff_line(".SS ", group);
        for (j = i; j < rows; j++) {
            const nn_option *o = app_row(app, j);
            app_words w, also;
            int first = 1;
            if (!app_shown(app, o) || strcmp(o->group ? o->group : "options", group) != 0) continue;
            app_describe(&w, app, o);
            /* a short name may hold in some commands only */
            for (k = 0; many && !app_is_common(o) && o->commands && k < p->n_commands; k++) {
                if (!(o->commands >> k & 1u)) continue;
                app->command = (int)k;
                app_describe(&also, app, o);
                app->command = -1;
                if (strlen(also.name) < strlen(w.name)) w = also;
            }
            fputs(".TP\n\\fB\\-\\-", stdout);
            app_roff(w.name, strlen(w.name));
            fputs("\\fR", stdout);
            for (k = 0; many && !app_is_common(o) && o->commands && k < p->n_commands; k++) {
                if (!(o->commands >> k & 1u)) continue;
                app->command = (int)k;
                app_describe(&also, app, o);
                app->command = -1;
                if (strcmp(also.name, w.name) == 0) continue;
                fputs(", \\fB\\-\\-", stdout);
                app_roff(also.name, strlen(also.name));
                fputs("\\fR", stdout);
                break;
            }
            if (w.value[0]) {
                fputs(" \\fI", stdout);
                app_roff(w.value, strlen(w.value));
                fputs("\\fR", stdout);
            }
            app_roff_line("\n", w.text);
            for (k = 0; many && !app_is_common(o) && o->commands && k < p->n_commands; k++)
                if (o->commands >> k & 1u) {
                    fputs(first ? ".br\nCommands: " : ", ", stdout);
                    app_roff(p->commands[k].name, strlen(p->commands[k].name));
                    first = 0;
                }
            if (!first) printf(".\n");
        }
    }
    printf(".PP\nSwitches have a \\-\\-no\\- form%s.\n"
           ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage.\n",
           p->tool ? "" : "; every option may stand in the \\-\\-config file, too");
    if (p->notes) {
        printf(".SH EXAMPLES\n.nf\n");
        app_roff(p->notes, strlen(p->notes));
        printf("\n.fi\n");
    }
}
/* what may follow a flag: 'f' a file, 'd' a folder, 'w' one of `choices`, 'x' something else, 0 nothing */
static NN_UNUSED int app_follows(const nn_option *o, const char *value)
{
    size_t i;
    if (o->type == NN_APP_BOOL) return 0;
    if (o->choices && (o->type == NN_APP_ENUM || o->type == NN_APP_TEXTS)) return 'w';
    if (strstr(value, "DIR")) return 'd';
    if (strstr(value, "FILE") || strstr(value, "CKPT") || strcmp(value, "F") == 0) return 'f';
    /* OUT.csv */
    for (i = 0; o->type == NN_APP_TEXT && value[i]; i++)
        if (value[i] == '.' && value[i + 1] >= 'a' && value[i + 1] <= 'z') return 'f';
    return 'x';
}
static NN_UNUSED void app_bash_flags(nn_app *app)
{
    size_t i, n = 0;
    app_words w;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        if (!app_shown(app, o)) continue;
        app_describe(&w, app, o);
        printf("%s--%s", n++ ? " " : "", w.name);
        if (o->type == NN_APP_BOOL && o->def && strcmp(o->def, "false") != 0) printf(" --no-%s", w.name);
    }
}
/* the case patterns of a row: --name|--alias; bash sees the word as it was typed */
static NN_UNUSED void app_bash_names(const nn_option *o, const app_words *w)
{
    const char *a = o->alias;
    printf("--%s", w->name);
    while (a && *a) {
        size_t n = strcspn(a, "|");
        if (n > 1 && !app_same(a, n, w->name, strlen(w->name))) printf("|--%.*s", (int)n, a);
        a += n + (a[n] == '|');
    }
    if (!app_same(o->key, strlen(o->key), w->name, strlen(w->name))) printf("|--%s", o->key);
}
static NN_UNUSED void app_bash_command(nn_app *app, int operands)
{
    static const char *const does[3] = { "kind=file", "kind=dir", "kind=none" };
    size_t i, t, n;
    app_words w;
    printf("        case $prev in\n");
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        const char *c;
        if (!app_shown(app, o)) continue;
        app_describe(&w, app, o);
        if (app_follows(o, w.value) != 'w') continue;
        printf("        ");
        app_bash_names(o, &w);
        printf(") words='");
        for (c = o->choices; *c; c++) putchar(*c == '|' ? ' ' : *c);
        printf("' ;;\n");
    }
    for (t = 0; t < 3; t++) {
        n = 0;
        for (i = 0; i < app_rows(app); i++) {
            const nn_option *o = app_row(app, i);
            if (!app_shown(app, o)) continue;
            app_describe(&w, app, o);
            if (app_follows(o, w.value) != "fdx"[t]) continue;
            printf("%s", n++ ? "|" : "        ");
            app_bash_names(o, &w);
        }
        if (n) printf(") %s ;;\n", does[t]);
    }
    printf("        *) words='");
    app_bash_flags(app);
    printf("'%s ;;\n        esac ;;\n", operands ? "; [[ $cur == -* ]] || kind=file" : "");
}
static NN_UNUSED void app_bash(nn_app *app)
{
    const nn_app_program *p = app->program;
    int many = p->n_commands && !p->single;
    size_t i, j;
    printf("# bash completion for %s; made by `%s completions bash`\n_%s()\n{\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= kind=words\n"
           "    [[ $cur == = ]] && cur=\n"
           "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
           "    [[ ${COMP_WORDS[COMP_CWORD]} == = ]] && prev=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    COMPREPLY=()\n"
           "    case ${COMP_CWORD}:${COMP_WORDS[1]} in\n", p->name, p->name, p->name);
    if (many) {
        printf("    1:*) words='");
        for (i = 0; i < p->n_commands; i++) printf("%s ", p->commands[i].name);
        printf("completions man --help --version' ;;\n");
    }
    printf("    2:completions) words='bash zsh' ;;\n    *:completions|*:man) kind=none ;;\n");
    for (i = 0; i < (many ? p->n_commands : 1); i++) {
        const nn_app_command *c = p->n_commands ? &p->commands[i] : NULL;
        int operands = c && c->args;
        app->command = c ? (int)i : -1;
        for (j = 0; j < p->n_options; j++)
            if (app_has(app, &p->options[j]) && (p->options[j].flags & NN_APP_MANY))
                operands = 1;
        printf("    *:%s)\n", many ? c->name : "*");
        app_bash_command(app, operands);
    }
    app->command = -1;
    printf("    esac\n    case $kind in\n"
           "    words) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
           "    file)  compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
           "    dir)   compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$cur\")) ;;\n"
           "    esac\n}\ncomplete -F _%s %s\n", p->name, p->name);
}
/* inside '...' of a zsh _arguments spec: brackets and colons would end the text */
static NN_UNUSED void app_zsh_text(const char *s)
{
    for (; *s; s++) {
        if (*s == '\'') fputs("'\\''", stdout);
        else { if (strchr("[]:\\", *s)) putchar('\\'); putchar(*s == '\n' ? ' ' : *s); }
    }
}
static NN_UNUSED void app_zsh_command(nn_app *app, int operands)
{
    size_t i;
    app_words w;
    printf("_arguments -S \\\n");
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        const char *c;
        if (!app_shown(app, o)) continue;
        app_describe(&w, app, o);
        if (o->type == NN_APP_BOOL && o->def && strcmp(o->def, "false") != 0)
            printf("            '--no-%s[not\\: %s]' \\\n", w.name, w.name);
        printf("            '--%s%s[", w.name, o->type == NN_APP_BOOL ? "" : "=");
        app_zsh_text(w.text);
        printf("]");
        if (o->type != NN_APP_BOOL) {
            printf(":");
            app_zsh_text(w.value);
            switch (app_follows(o, w.value)) {
            case 'f': printf(":_files"); break;
            case 'd': printf(":_files -/"); break;
            case 'w':
                printf(":(");
                for (c = o->choices; *c; c++) putchar(*c == '|' ? ' ' : *c);
                printf(")");
                break;
            default: printf(": "); break;
            }
        }
        printf("' \\\n");
    }
    printf("            %s ;;\n", operands ? "'*:file:_files'" : "");
}
static NN_UNUSED void app_zsh(nn_app *app)
{
    const nn_app_program *p = app->program;
    int many = p->n_commands && !p->single;
    size_t i, j;
    printf("#compdef %s\n# zsh completion for %s; made by `%s completions zsh`\n", p->name, p->name,
           p->name);
    if (many) {
        printf("if (( CURRENT == 2 )); then\n    local -a commands=(\n");
        for (i = 0; i < p->n_commands; i++) {
            printf("        '%s:", p->commands[i].name);
            app_zsh_text(p->commands[i].help ? p->commands[i].help : "");
            printf("'\n");
        }
        printf("        'completions:print the completions of a shell' 'man:print the manual page' "
               "'--help:what there is' '--version:version, CPU path, threads'\n"
               "    )\n    _describe command commands\n    return\nfi\nlocal "
               "command=$words[2]\nwords=(\"$words[1]\" \"${words[@]:2}\")\n(( CURRENT-- ))\n");
    } else printf("local command=\n");
    printf("case $command in\n    completions) _values shell bash zsh ;;\n    man) ;;\n");
    for (i = 0; i < (many ? p->n_commands : 1); i++) {
        const nn_app_command *c = p->n_commands ? &p->commands[i] : NULL;
        int operands = c && c->args;
        app->command = c ? (int)i : -1;
        for (j = 0; j < p->n_options; j++)
            if (app_has(app, &p->options[j]) && (p->options[j].flags & NN_APP_MANY))
                operands = 1;
        printf("    %s)\n        ", many ? c->name : "*");
        app_zsh_command(app, operands);
    }
    app->command = -1;
    printf("esac\n");
}
static NN_UNUSED int app_shell(nn_app *app, int argc, char **argv)
{
    if (strcmp(argv[1], "man") == 0) {
        if (argc != 2) return nn_app_usage(app, "man: expected nothing after it, got '%s'", argv[2]);
        app_man(app);
        return 0;
    }
    if (argc == 3 && strcmp(argv[2], "bash") == 0) { app_bash(app); return 0; }
    if (argc == 3 && strcmp(argv[2], "zsh") == 0) { app_zsh(app); return 0; }
    return nn_app_usage(app, "completions: expected bash or zsh, got %s",
                        argc < 3 ? "nothing" :
                        argc > 3 ? "more words" :
                                   argv[2]);
}

/* -- the config file: the one place that knows YAML -- */
static NN_UNUSED int app_config(nn_app *app, const char *path);

/* the other commands that have an option of this name: "train, finetune"; "" = none */
static NN_UNUSED const char *app_elsewhere(nn_app *app, const char *name)
{
    const nn_app_program *p = app->program;
    const char *list = "";
    const int here = app->command;
    size_t c, row;
    for (c = 0; here >= 0 && c < p->n_commands; c++) {
        app->command = (int)c;
        if (app_find(app, name, strlen(name), &row, NULL) == 1)
            list = nn_app_text(app, "%s%s%s", list, *list ? ", " : "", p->commands[c].name);
    }
    app->command = here;
    return list;
}
static NN_UNUSED int app_unknown(nn_app *app, const char *where, const char *name, int key)
{
    app_guess g;
    size_t i;
    const char *where_it_is = key ? "" : app_elsewhere(app, name);
    g.distance = 99;
    g.word[0] = 0;
    if (*where_it_is)
        return nn_app_usage(app, "%s: has no effect in %s; it belongs to %s", where,
                            app->program->commands[app->command].name, where_it_is);
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        const char *last = app_last(o->key), *a = o->alias;
        if (key ? (o->flags & NN_APP_FLAG) != 0 : !app_has(app, o) || app_filed(app, o)) continue;
        if (o->type >= NN_APP_IGNORED) continue;
        app_try(&g, name, o->key, strlen(o->key));
        if (key) continue;
        app_try(&g, name, last, strlen(last));
        while (a && *a) {
            const char *e = strchr(a, '|');
            app_try(&g, name, a, e ? (size_t)(e - a) : strlen(a));
            a = e ? e + 1 : NULL;
        }
    }
    if (!key) for (i = 0; g.word[i]; i++) if (g.word[i] == '_') g.word[i] = '-';
    if (app_close(&g, name))
        return nn_app_usage(app, "%s: unknown %s; did you mean '%s%s'?", where,
                            key ? "key" : "option", key ? "" : "--", g.word);
    return nn_app_usage(app, "%s: unknown %s; --help lists what there is", where, key ? "key" : "option");
}

static NN_UNUSED int app_flag(nn_app *app, int argc, char **argv, int *at, int only_config)
{
    const char *arg = argv[*at], *name = arg + 2, *eq = strchr(arg, '='), *val = NULL;
    size_t n, row = 0, other = 0, hits;
    char where[128];
    int neg = 0;
    const nn_option *o;
    if (arg[1] != '-') name = arg + 1;                              /* -h, -q */
    n = eq ? (size_t)(eq - name) : strlen(name);
    hits = app_find(app, name, n, &row, &other);
    if (!hits && n > 3 && (strncmp(name, "no-", 3) == 0 || strncmp(name, "no_", 3) == 0)) {
        size_t r2 = 0;
        hits = app_find(app, name + 3, n - 3, &r2, &other);
        if (hits && app_row(app, r2)->type != NN_APP_BOOL) hits = 0;
        if (hits) { neg = 1; row = r2; }
    }
    (void)snprintf(where, sizeof where, "%.*s",
                   (int)(n + (size_t)(name - arg) < 120 ? n + (size_t)(name - arg) : 120), arg);
    if (!hits) {
        if (only_config) return 0;
        return app_unknown(app, where, nn_app_text(app, "%.*s", (int)n, name), 0);
    }
    if (hits > 1 && !only_config)
        return nn_app_usage(app, "%s: ambiguous, expected one of --%s, --%s%s", where,
                            app_row(app, row)->key, app_row(app, other)->key,
                            hits > 2 ? ", ..." : "");
    o = app_row(app, row);
    if (o->type == NN_APP_BOOL ||
        (o->type == NN_APP_IGNORED && !eq && (*at + 1 >= argc || argv[*at + 1][0] == '-'))) {
        if (neg && eq)
            return nn_app_usage(app, "%s: a --no- switch takes no value, got '%s'", where, eq + 1);
        val = eq ? eq + 1 : neg ? "false" : "true";
    } else if (eq) val = eq + 1;
    else {
        if (*at + 1 >= argc || strncmp(argv[*at + 1], "--", 2) == 0) {
            char want[256];
            return only_config ? 0 :
                                 nn_app_usage(app, "%s: expected %s after it, got %s", where,
                                              app_expect(o, want, sizeof want),
                                              *at + 1 < argc ? argv[*at + 1] : "the end");
        }
        val = argv[++*at];
        if ((o->flags & NN_APP_MANY) &&
            (o->type == NN_APP_TEXTS || o->type == NN_APP_INTS || o->type == NN_APP_NUMS))
            while (*at + 1 < argc && argv[*at + 1][0] != '-') {
                val = nn_app_text(app, "%s,%s", val, argv[*at + 1]);
                ++*at;
            }
    }
    if (only_config && o != &app_common[0]) return 0;
    return app_take(app, row, val, where, 2);
}

/* -- modes: in which company a row is read -- */
/* app_node_text: a value as one would type it; list items with commas between them */
static NN_UNUSED void app_node_text(char *buf, size_t cap, const nn_json *v)
{
    const nn_json *e;
    size_t n = 0;
    char num[NN_NUM_BYTES];
    buf[0] = 0;
    switch (v ? v->type : NN_JSON_NULL) {
    case NN_JSON_BOOL: (void)snprintf(buf, cap, v->v.i ? "true" : "false"); break;
    case NN_JSON_INT: (void)snprintf(buf, cap, "%lld", (long long)v->v.i); break;
    case NN_JSON_UINT: (void)snprintf(buf, cap, "%llu", (unsigned long long)v->v.u); break;
    case NN_JSON_REAL: (void)snprintf(buf, cap, "%s", app_num(num, v->v.d)); break;
    case NN_JSON_STRING: (void)snprintf(buf, cap, "%s", v->v.s); break;
    case NN_JSON_ARRAY: case NN_JSON_OBJECT:
        for (e = v->v.first; e && n + 1 < cap; e = e->next) {
            const char *between = v->type == NN_JSON_ARRAY ? "," : ":";
            if (n) n += (size_t)snprintf(buf + n, cap - n, "%s", between);
            if (n + 1 < cap) app_node_text(buf + n, cap - n, e);
            n += strlen(buf + n);
        }
        break;
    default: break;
    }
}
/* the row's value now, as text */
static NN_UNUSED void app_text_of(nn_app *app, size_t row, char *buf, size_t cap)
{
    app_node_text(buf, cap, app_value(app, row, NULL));
}
static NN_UNUSED size_t app_size(nn_app_type type)
{
    switch (type) {
    case NN_APP_BOOL: case NN_APP_ENUM: return sizeof(int);
    case NN_APP_INT: return sizeof(int64_t);
    case NN_APP_SIZE: return sizeof(size_t);
    case NN_APP_U64: case NN_APP_SEED: return sizeof(uint64_t);
    case NN_APP_NUM: return sizeof(double);
    case NN_APP_TEXT: return sizeof(char *);
    case NN_APP_RANGE: return sizeof(nn_range);
    case NN_APP_IRANGE: return sizeof(nn_irange);
    case NN_APP_SWEEP: return sizeof(nn_sweep);
    case NN_APP_TEXTS: return sizeof(nn_texts);
    case NN_APP_INTS: return sizeof(nn_ints);
    case NN_APP_NUMS: return sizeof(nn_nums);
    default: return 0;
    }
}
/* 1 when the row holds what it would hold had nobody said anything */
static NN_UNUSED int app_is_default(nn_app *app, size_t row)
{
    const nn_option *o = app_row(app, row);
    char *field = app_field(app, row), keep[sizeof(nn_sweep)], now[512], def[512];
    size_t n = app_size(o->type);
    app_text_of(app, row, now, sizeof now);
    memcpy(keep, field, n);
    memset(field, 0, n);
    if (o->def) (void)app_store(app, row, o->def);
    app_text_of(app, row, def, sizeof def);
    memcpy(field, keep, n);
    return strcmp(now, def) == 0;
}
NN_DEF int nn_app_asked(nn_app *app, const char *key)
{
    size_t i;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        if (!app_has(app, o) || !app_same(o->key, strlen(o->key), key, strlen(key))) continue;
        return *app_mark(app, i) == 2 || (*app_mark(app, i) == 1 && !app_is_default(app, i));
    }
    return 0;
}
/* one of the words "a|b" is text, or an item of the list text */
static NN_UNUSED int app_any_of(const char *words, size_t n, const char *text)
{
    char list[256];
    const char *item = text;
    (void)snprintf(list, sizeof list, "%.*s", (int)n, words);
    for (;;) {
        size_t len = strcspn(item, ",");
        if (app_in_list(list, item, len) >= 0) return 1;
        if (!item[len]) return 0;
        item += len + 1;
    }
}
/* the row that a mode's NAME means: its key, an alias or the key's last part; SIZE_MAX = the command
 * has none */
static NN_UNUSED size_t app_named(const nn_app *app, const char *name, size_t len)
{
    size_t i;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        const char *last = app_last(o->key);
        if (app_has(app, o) && (app_same(o->key, strlen(o->key), name, len) ||
                                    app_in_list(o->alias, name, len) >= 0 ||
                                    app_same(last, strlen(last), name, len)))
            return i;
    }
    return SIZE_MAX;
}
/* app_term: whether NAME, !NAME, NAME=A|B or NAME!=A|B holds; a NAME this command has not holds */
static NN_UNUSED int app_term(nn_app *app, const char *term, size_t n)
{
    int not_ = term[0] == '!', holds;
    const char *name = term + not_, *end = term + n, *eq = name;
    size_t len, row;
    char text[512];
    while (eq < end && *eq != '=' && *eq != '!') eq++;
    len = (size_t)(eq - name);
    if (eq < end && *eq == '!') {
        not_ = 1;
        eq++;
    }
    if (len == 7 && memcmp(name, "command", 7) == 0) {
        const char *c = app->command < 0 ? "" : app->program->commands[app->command].name;
        return app_any_of(eq + 1, (size_t)(end - eq - 1), c) != not_;
    }
    row = app_named(app, name, len);
    if (row == SIZE_MAX) return 1;
    app_text_of(app, row, text, sizeof text);
    if (eq < end) holds = app_any_of(eq + 1, (size_t)(end - eq - 1), text);
    else holds = text[0] && strcmp(text, "false") != 0 && strcmp(text, "0") != 0;
    return holds != not_;
}
/* alternatives with " or " between them, each of terms that must all hold */
static NN_UNUSED int app_mode_holds(nn_app *app, const char *mode)
{
    while (mode && *mode) {
        const char *end = strstr(mode, " or ");
        int all = 1;
        if (!end) end = mode + strlen(mode);
        while (mode < end) {
            size_t n = strcspn(mode, " ");
            if (mode + n > end) n = (size_t)(end - mode);
            if (n && !app_term(app, mode, n)) all = 0;
            mode += n;
            while (mode < end && *mode == ' ') mode++;
        }
        if (all) return 1;
        if (!*end) return 0;
        mode = end + 4;
    }
    return 1;
}
/* one term in words, "with --op ties|dare", behind what stands in buf; what holds in this command
 * anyway is left out, and `*never` is set by what never holds */
static NN_UNUSED void app_term_text(nn_app *app, char *buf, size_t cap, const char *term, size_t n, int *never)
{
    const int not_ = term[0] == '!';
    const char *name = term + not_, *end = term + n, *eq = name, *word;
    size_t len, row, at = strlen(buf);
    char flag[96];
    while (eq < end && *eq != '=' && *eq != '!') eq++;
    len = (size_t)(eq - name);
    if (len == 7 && memcmp(name, "command", 7) == 0) {
        if (!app_term(app, term, n)) *never = 1;
        return;
    }
    row = app_named(app, name, len);
    if (row == SIZE_MAX) return;
    app_flag_name(app, app_row(app, row), flag, sizeof flag);
    word = not_ || (eq < end && *eq == '!') ? "without" : "with";
    at += (size_t)snprintf(buf + at, cap - at, "%s%s --%s", at ? " and " : "", word, flag);
    if (eq < end && *eq == '!') eq++;
    if (eq < end && at < cap)
        (void)snprintf(buf + at, cap - at, " %.*s", (int)(end - eq - 1), eq + 1);
}
/* "op=ties|dare !x or tune" -> "with --op ties|dare and without --x, or with --tune"; "" = always */
static NN_UNUSED const char *app_mode_text(nn_app *app, char *buf, size_t cap, const char *mode)
{
    size_t n = 0;
    buf[0] = 0;
    while (*mode && n + 1 < cap) {
        const char *end = strstr(mode, " or ");
        char one[256] = "";
        int never = 0;
        if (!end) end = mode + strlen(mode);
        while (mode < end) {
            size_t len = strcspn(mode, " ");
            if (mode + len > end) len = (size_t)(end - mode);
            if (len) app_term_text(app, one, sizeof one, mode, len, &never);
            mode += len;
            while (mode < end && *mode == ' ') mode++;
        }
        if (!never && !one[0]) { buf[0] = 0; return buf; }
        if (!never) n += (size_t)snprintf(buf + n, cap - n, "%s%s", n ? ", or " : "", one);
        mode = *end ? end + 4 : end;
    }
    return buf;
}
NN_DEF void nn_app_default(nn_app *app, const char *key, const char *text)
{
    size_t i;
    for (i = 0; i < app->program->n_options; i++) {
        const nn_option *o = &app->program->options[i];
        char *field = app_field(app, i), keep[sizeof(nn_sweep)], now[512], then[512];
        if (strcmp(o->key, key) != 0 || !app_has(app, o) || app->given[i] == 2) continue;
        app_text_of(app, i, now, sizeof now);
        memcpy(keep, field, app_size(o->type));
        (void)app_store(app, i, text);
        app_text_of(app, i, then, sizeof then);
        if (!app->given[i]) continue;
        if (strcmp(now, then) == 0) app->given[i] = 0;
        else memcpy(field, keep, app_size(o->type));
    }
}
/* --seed where only seeds of their own would follow it: 1 when one does; else `modes` says when */
static NN_UNUSED int app_seed_read(nn_app *app, char *modes, size_t cap)
{
    const unsigned uses = app->command < 0 ? 0 : app->program->commands[app->command].uses;
    char mode[256];
    size_t i, n = 0;
    modes[0] = 0;
    if (!uses || (uses & NN_APP_USES_SEED)) return 1;
    for (i = 0; i < app->program->n_options; i++) {
        const nn_option *o = &app->program->options[i];
        if (o->type != NN_APP_SEED || !app_has(app, o) || app->given[i] == 2) continue;
        if (app_mode_holds(app, o->mode)) return 1;
        (void)app_mode_text(app, mode, sizeof mode, o->mode);
        if (!strstr(modes, mode) && n + 1 < cap)
            n += (size_t)snprintf(modes + n, cap - n, "%s%s", n ? ", or " : "", mode);
    }
    return 0;
}
/* every row that was given is read: 0, or 2 after saying which one is not */
static NN_UNUSED int app_modes(nn_app *app)
{
    const char *list = "";
    size_t i;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        int source = *app_mark(app, i);
        char name[96], mode[400];
        if (o == APP_SEED_ROW && source == 2 && !app_seed_read(app, mode, sizeof mode))
            return nn_app_usage(app, "--seed: has no effect here; it is read %s", mode);
        if (!source || !o->mode || !app_has(app, o) || app_mode_holds(app, o->mode)) continue;
        /* a printed configuration holds the seeds that --seed gave, too */
        if (source == 1 && (o->type == NN_APP_SEED || app_filed(app, o) || app_is_default(app, i)))
            continue;
        app_flag_name(app, o, name, sizeof name);
        (void)app_mode_text(app, mode, sizeof mode, o->mode);
        if (source == 1 && app->program->wide_files) {
            list = nn_app_text(app, "%s%s%s (read %s)", list, *list ? "; " : "", o->key, mode);
            continue;
        }
        if (source == 1)
            return nn_app_usage(app, "%s: %s: has no effect here; it is read %s",
                                app->config ? app->config : "config", o->key, mode);
        return nn_app_usage(app, "--%s: has no effect here; it is read %s", name, mode);
    }
    if (*list) nn_app_warn(app, "accepted, without effect here: %s", list);
    return 0;
}
/* own flag > --seed > own key of the file > seed of the file > default */
static NN_UNUSED void app_seeds(nn_app *app)
{
    const int seed = nn_app_given(app, "seed");
    size_t i;
    for (i = 0; i < app->program->n_options; i++) {
        const nn_option *o = &app->program->options[i];
        if (o->type != NN_APP_SEED || !app_has(app, o) || app->given[i] == 2) continue;
        if (seed > app->given[i] || (!app->given[i] && !o->def))
            *(uint64_t *)(void *)app_field(app, i) = app->seed;
    }
}

/* -- parsing, step by step -- */
static NN_UNUSED void app_zero(nn_app *app, const nn_app_program *program, void *opts)
{
    time_t now = time(NULL);
    struct tm *utc = gmtime(&now);
    size_t i;
    memset(app, 0, sizeof *app);
    app->program = program;
    app->opts = opts;
    app->command = -1;
    app->stem = "";
    app->started = nn_app_seconds();
    if (utc) (void)strftime(app->started_at, sizeof app->started_at, "%Y-%m-%d %H:%M:%S UTC", utc);
    for (i = 0; i < program->n_options; i++)
        memset((char *)opts + program->options[i].field, 0, app_size(program->options[i].type));
}
/* the command, so that a shell reads it back */
static NN_UNUSED const char *app_quoted(nn_app *app, int argc, char **argv)
{
    size_t room = 1, n = 0;
    char *line;
    int at;
    const char *s;
    for (at = 0; at < argc; at++) room += 4 * strlen(argv[at]) + 3;
    line = app_get(app, room, &room);
    for (at = 0; at < argc; at++) {
        int plain;
        s = argv[at];
        plain = *s && !s[strcspn(s, " \t\n\"'\\$`*?[]{}()<>|&;#~!")];
        if (n + 4 * strlen(s) + 4 > room) break;
        if (at) line[n++] = ' ';
        if (!plain) line[n++] = '\'';
        for (; *s; s++) {
            if (*s == '\'') {
                memcpy(line + n, "'\\'", 3);
                n += 3;
            }
            line[n++] = *s;
        }
        if (!plain) line[n++] = '\'';
    }
    line[n] = 0;
    return line;
}
/* The command that argv[1] names: -1 goes on with app->command set (or none) and *first the next word;
 * else an exit code. */
static NN_UNUSED int app_command_word(nn_app *app, int argc, char **argv, int *first)
{
    const nn_app_program *program = app->program;
    const char *word = argc > 1 ? argv[1] : "";
    app_guess g;
    size_t i;
    g.distance = 99;
    g.word[0] = 0;
    *first = 1;
    if (!program->n_commands) return -1;
    if (program->single) {
        app->command = 0;
        return -1;
    }
    if (word[0] == '-' && program->bare && strcmp(word, "--version") != 0 &&
        strcmp(word, "--help") != 0 && strcmp(word, "-h") != 0)
        word = program->bare;
    else *first = 2;
    if (!word[0] || word[0] == '-') {
        *first = 1;
        return -1;
    }
    for (i = 0; i < program->n_commands; i++) {
        const char *name = program->commands[i].name;
        if (app_same(word, strlen(word), name, strlen(name))) app->command = (int)i;
        app_try(&g, word, name, strlen(name));
    }
    if (app->command >= 0) return -1;
    if (strcmp(word, "help") == 0) {
        app_help(stdout, app);
        return 0;
    }
    if (app_close(&g, word))
        return nn_app_usage(app, "%s: unknown command; did you mean '%s'?", word, g.word);
    return nn_app_usage(app, "%s: unknown command; --help lists the commands", word);
}
static NN_UNUSED int app_defaults(nn_app *app)
{
    size_t i;
    int rc;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        if (!o->def || (i < app->program->n_options && !app_has(app, o))) continue;
        rc = app_store(app, i, o->def);
        if (rc == 2) {
            (void)nn_app_usage(app, "out of memory");
            return 1;
        }
        if (rc)                                  /* the table is trusted, a wrong one is a bug */
            return nn_app_usage(app, "internal: the default '%s' of %s does not fit its own row",
                                o->def, o->key);
    }
    if (app->command >= 0 && app->program->commands[app->command].out)
        app->out = app->program->commands[app->command].out;
    return 0;
}
/* A config file that is something else, by a key in it: the option that takes its path. SIZE_MAX = no. */
static NN_UNUSED size_t app_library(nn_app *app, const char *path)
{
    const char *const *library = app->program->library;
    nn_json *root = NULL;
    nn_arena arena = NN_ZERO;
    size_t i, row = SIZE_MAX;
    if (!library[0] || !path) return SIZE_MAX;
    if (nn_yaml_read(&root, &arena, path, NULL, NULL, NULL) == NN_OK && nn_json_get(root, library[0]))
        for (i = 0; i < app->program->n_options; i++)
            if (strcmp(app->program->options[i].key, library[1]) == 0 &&
                app_has(app, &app->program->options[i]))
                row = i;
    nn_arena_free(&arena);
    return row;
}
static NN_UNUSED int app_config_file(nn_app *app)
{
    const nn_app_command *cmd = app->command >= 0 ? &app->program->commands[app->command] : NULL;
    size_t row;
    if (!app->config && cmd && cmd->config && app->n_args) {
        const char *own = nn_app_text(app, "%s/%s", app->args[0], cmd->config);
        if (nn_file_exists(own, NULL)) app->config = own;
    }
    if (!app->config) return 0;
    if (cmd && cmd->under && app->n_args) {
        const char *own = nn_app_text(app, "%s/%s", app->args[0], cmd->under);
        const int rc = nn_file_exists(own, NULL) && strcmp(own, app->config) != 0 ? app_config(app, own) : 0;
        if (rc) return rc;
    }
    row = app_library(app, app->config);
    if (row != SIZE_MAX) {
        const char *path = app->config;
        app->config = NULL;
        return app_take(app, row, path, "--config", 2);
    }
    return app_config(app, app->config);
}
/* the words from argv[first]: the config file first, flags over it */
static NN_UNUSED int app_words_read(nn_app *app, int argc, char **argv, int first)
{
    const char **args = (const char **)nn_arena_get(&app->arena, ((size_t)argc + 1) * sizeof *args);
    int pass, at, rc;
    app->given = (unsigned char *)nn_arena_get(&app->arena, app->program->n_options + 1);
    if (!app->given || !args) {
        (void)nn_app_usage(app, "out of memory");
        return 1;
    }
    memset(app->given, 0, app->program->n_options + 1);
    app->args = args;
    for (pass = 0; pass < 2; pass++) {
        app->n_args = 0;
        for (at = first; at < argc; at++) {
            const char *a = argv[at];
            if (a[0] != '-' || a[1] == 0 || (a[1] >= '0' && a[1] <= '9')) {
                args[app->n_args++] = a;
                continue;
            }
            if (strcmp(a, "--") == 0) {
                for (at++; at < argc; at++) args[app->n_args++] = argv[at];
                break;
            }
            rc = app_flag(app, argc, argv, &at, pass == 0);
            if (rc) return rc;
        }
        if (pass == 0 && (rc = app_config_file(app)) != 0) return rc;
    }
    return 0;
}
/* what must be there is there, and nothing more */
static NN_UNUSED int app_complete(nn_app *app, int argc, char **argv)
{
    const nn_app_program *program = app->program;
    const nn_app_command *cmd = app->command >= 0 ? &program->commands[app->command] : NULL;
    size_t i, lo = cmd ? cmd->min_args : 0, hi = cmd && cmd->args ? cmd->max_args : 0;
    char name[96];
    if (program->n_commands && !cmd) {
        if (argc > 1)
            return nn_app_usage(app, "expected a command first, got '%s'; --help lists the commands",
                                argv[1]);
        app_help(stderr, app);
        return 2;
    }
    for (i = 0; i < program->n_options && !app->print_config; i++) {
        const nn_option *o = &program->options[i];
        if (!(o->flags & NN_APP_REQUIRED) || !app_has(app, o) || app->given[i]) continue;
        app_flag_name(app, o, name, sizeof name);
        return nn_app_usage(app, "--%s: required, not given: %s", name, o->help);
    }
    if (app->print_config) return 0;
    if (app->n_args > hi)
        return nn_app_usage(app, "'%s': expected %s, got one word more; options start with --",
                            app->args[hi], hi ? cmd->args : "no arguments");
    if (app->n_args < lo)
        return nn_app_usage(app, "expected %s, got %zu arguments", cmd->args, app->n_args);
    return 0;
}
static NN_UNUSED void app_version(const nn_app *app)
{
#ifdef _OPENMP
    const char *built = "";
#else
    const char *built = ", built without OpenMP";
#endif
    printf("%s %s (%s, %d threads%s)\n", app->program->name, NN_VERSION, nn_isa_name(),
           nn_thread_count(0), built);
}
static NN_UNUSED void app_warnings(nn_app *app)
{
    size_t i;
    const char *list = "";
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        if (o->type == NN_APP_IGNORED && *app_mark(app, i))
            list = nn_app_text(app, "%s%s%s (%s)", list, *list ? "; " : "", o->key, o->help);
    }
    if (*list) nn_app_warn(app, "accepted, without effect: %s", list);
#ifndef _OPENMP
    if (app->threads > 1)
        nn_app_warn(app,
                    "--threads %lld: built without OpenMP, one thread runs; build with -fopenmp, "
                    "or start one process per part",
                    (long long)app->threads);
#endif
}
/* The table for programs, one row a line, tabs between the fields: what the options test reads. */
static NN_UNUSED void app_dump(nn_app *app)
{
    static const char *const effects[] = { "none", "data", "text", "place", "speed" };
    const nn_app_program *p = app->program;
    int c, n = p->n_commands ? (int)p->n_commands : 1;
    size_t i;
    printf("command\tflag\tkey\ttype\teffect\tmode\tprobe\tfixture\tdefault\tchoices\tflags\n");
    for (c = 0; c < n; c++)
        for (i = 0; i < app_rows(app); i++) {
            const nn_option *o = app_row(app, i);
            char name[96];
            app->command = p->n_commands ? c : -1;
            if (!app_has(app, o) || o->type >= NN_APP_IGNORED || app_filed(app, o)) continue;
            app_flag_name(app, o, name, sizeof name);
            printf("%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%u\n",
                   p->n_commands && p->commands[c].name ? p->commands[c].name : "", name, o->key,
                   (int)o->type, effects[o->effect], o->mode ? o->mode : "",
                   o->probe ? o->probe : "", o->fixture ? o->fixture : "", o->def ? o->def : "",
                   o->choices ? o->choices : "", o->flags);
        }
    app->command = -1;
}
/* `PROGRAM man`, `completions SHELL`, `options`: an exit code, or -1 */
static NN_UNUSED int app_about(nn_app *app, int argc, char **argv)
{
    size_t i;
    if (argc < 2) return -1;
    for (i = 0; i < app->program->n_commands; i++)
        if (app->program->commands[i].name && strcmp(argv[1], app->program->commands[i].name) == 0)
            return -1;
    if (strcmp(argv[1], "options") == 0 && argc == 2) {
        app_dump(app);
        return 0;
    }
    if (strcmp(argv[1], "man") != 0 && strcmp(argv[1], "completions") != 0) return -1;
    return app_shell(app, argc, argv);
}
/* below --print-config's YAML, as comments: options that no file can hold */
static NN_UNUSED void app_print_flags(nn_app *app)
{
    size_t i;
    char name[96], value[512];
    for (i = 0; i < app->program->n_options; i++) {
        const nn_option *o = &app->program->options[i];
        if (!(o->flags & NN_APP_FLAG) || !app->given[i] || !app_has(app, o)) continue;
        app_flag_name(app, o, name, sizeof name);
        app_text_of(app, i, value, sizeof value);
        printf("# --%s ", name);
        app_masked(stdout, value);
        putchar('\n');
    }
}
static NN_UNUSED int app_parse(nn_app *app, int argc, char **argv)
{
    int first, rc = app_about(app, argc, argv);
    if (rc < 0) rc = app_command_word(app, argc, argv, &first);
    if (rc >= 0) return rc;
    if ((rc = app_defaults(app)) != 0) return rc;
    if ((rc = app_words_read(app, argc, argv, first)) != 0) return rc;
    if (app->want_help) {
        app_help(stdout, app);
        return 0;
    }
    if (app->want_version) {
        app_version(app);
        return 0;
    }
    if ((rc = app_complete(app, argc, argv)) != 0) return rc;
    app_seeds(app);
    if (app->program->prepare) {
        nn_error err = NN_ZERO;
        const nn_status s = app->program->prepare(app, app->opts, &err);
        if (s != NN_OK) {
            (void)nn_app_usage(app, "%s", err.msg);
            return s == NN_E_ARG ? 2 : 1;
        }
    }
    if ((rc = app_modes(app)) != 0) return rc;
    app_warnings(app);
    app->n_threads = nn_thread_count((int)app->threads);
    if (app->print_config) {
        const char *y = nn_app_yaml(app);
        if (y) fputs(y, stdout);
        if (y) app_print_flags(app);
        else (void)nn_app_usage(app, "out of memory");
        return y ? 0 : 1;
    }
    return -1;
}
NN_DEF int nn_app_begin(nn_app *app, const nn_app_program *program, void *opts, int argc, char **argv)
{
    int rc;
    app_streams();
    app_zero(app, program, opts);
    if (!program->tool) app_signals();
#ifdef SIGXFSZ
    (void)signal(SIGXFSZ, SIG_IGN);              /* a write beyond a limit is an error like a full disk */
#endif
    app->command_line = app_quoted(app, argc, argv);
    rc = app_parse(app, argc, argv);
    if (rc == 0 && (fflush(stdout) != 0 || ferror(stdout))) {                   /* help, --print-config */
        (void)nn_app_usage(app, "standard output: could not write");
        rc = 1;
    }
    if (rc >= 0) nn_arena_free(&app->arena);
    return rc;
}
NN_DEF int nn_app_main(const nn_app_program *program, void *opts, int argc, char **argv)
{
    static nn_app app;
    nn_error err = NN_ZERO;
    nn_status s;
    int rc = nn_app_begin(&app, program, opts, argc, argv);
    if (rc >= 0) return rc;
    s = program->commands[app.command < 0 ? 0 : app.command].run(&app, opts, &err);
    return nn_app_finish(&app, s == NN_OK ? NULL : &err);
}

/* -- the config file -- */
static NN_UNUSED int app_config_value(nn_app *app, const char *key, const nn_json *v, const char *path);

static NN_UNUSED const char *app_scalar(nn_app *app, const nn_json *v)
{
    char t[NN_NUM_BYTES];
    switch (v->type) {
    case NN_JSON_BOOL: return v->v.i ? "true" : "false";
    case NN_JSON_INT: (void)nn_i64_print(t, v->v.i); return nn_app_text(app, "%s", t);
    case NN_JSON_UINT: (void)nn_u64_print(t, v->v.u); return nn_app_text(app, "%s", t);
    case NN_JSON_REAL: (void)nn_f64_print(t, v->v.d); return nn_app_text(app, "%s", t);
    case NN_JSON_STRING: return v->v.s;
    default: return NULL;
    }
}
/* rows whose key is `key`; *any: some command has it; returns the row of this command, or SIZE_MAX */
static NN_UNUSED size_t app_key(const nn_app *app, const char *key, int *any, int *branch)
{
    size_t i, found = SIZE_MAX, n = strlen(key);
    *any = *branch = 0;
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        size_t k = strlen(o->key);
        if (o->flags & NN_APP_FLAG) continue;
        if (app_same(o->key, k, key, n)) {
            *any = 1;
            if (app_has(app, o) && found == SIZE_MAX) found = i;
        } else if (k > n && o->key[n] == '.' && app_same(o->key, n, key, n)) *branch = 1;
    }
    return found;
}
/* the row of PREFIX.name.enabled, a switch of the branch; SIZE_MAX = there is none */
static NN_UNUSED size_t app_switch(const nn_app *app, const char *prefix, const char *name)
{
    size_t i;
    const size_t n = strlen(prefix), k = strlen(name);
    for (i = 0; *prefix && i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        if (o->type == NN_APP_BOOL && app_has(app, o) && strlen(o->key) == n + k + 9 &&
            app_same(o->key, n, prefix, n) && o->key[n] == '.' &&
            app_same(o->key + n + 1, k, name, k) && strcmp(o->key + n + 1 + k, ".enabled") == 0)
            return i;
    }
    return SIZE_MAX;
}
/* every switch of the branch off: what is listed goes on afterwards */
static NN_UNUSED void app_switches_off(nn_app *app, const char *prefix)
{
    size_t i;
    const size_t n = strlen(prefix);
    for (i = 0; i < app_rows(app); i++) {
        const nn_option *o = app_row(app, i);
        const char *dot;
        if (o->type != NN_APP_BOOL || !app_has(app, o) || strlen(o->key) <= n ||
            !app_same(o->key, n, prefix, n) || o->key[n] != '.')
            continue;
        dot = strchr(o->key + n + 1, '.');
        if (dot && strcmp(dot, ".enabled") != 0) continue;
        *(int *)(void *)app_field(app, i) = 0;
        *app_mark(app, i) = 1;
    }
}
/* "mean: {}" or "pca: {components: 10}": a switch that is listed without saying `enabled` */
static NN_UNUSED int app_listed(const nn_app *app, const char *prefix, const nn_json *v)
{
    if (v->type != NN_JSON_NULL && v->type != NN_JSON_OBJECT) return 0;
    if (v->type == NN_JSON_OBJECT && nn_json_get(v, "enabled")) return 0;
    return app_switch(app, prefix, v->key) != SIZE_MAX;
}
static NN_UNUSED int app_config_pairs(nn_app *app, const char *prefix, const nn_json *map, const char *path)
{
    const nn_json *v;
    int rc;
    for (v = map->v.first; v; v = v->next) {
        const char *key = nn_app_text(app, "%s%s%s", prefix, *prefix ? "." : "", v->key);
        if (app_listed(app, prefix, v))
            *(int *)(void *)app_field(app, app_switch(app, prefix, v->key)) = 1;
        rc = app_config_value(app, key, v, path);
        if (rc) return rc;
    }
    return 0;
}
/* a map that lists a switch without `enabled` names what is on: the others of its branch are off */
static NN_UNUSED int app_config_map(nn_app *app, const char *prefix, const nn_json *map, const char *path)
{
    const nn_json *v;
    for (v = map->v.first; v && !app_listed(app, prefix, v); v = v->next) { }
    if (v) app_switches_off(app, prefix);
    return app_config_pairs(app, prefix, map, path);
}
static NN_UNUSED int app_config_value(nn_app *app, const char *key, const nn_json *v, const char *path)
{
    int any, branch, rc;
    size_t row = app_key(app, key, &any, &branch), i;
    const char *where = nn_app_text(app, "%s:%u:%u: %s", path, (unsigned)v->line, (unsigned)v->col, key);
    const nn_option *o = row != SIZE_MAX ? app_row(app, row) : NULL;
    const nn_json *e;
    if (!any && !branch) return app_unknown(app, where, key, 1);
    if (any && !o && !branch) return 0;                                 /* another command's */
    /* "pca: true" for "pca: {enabled: true}" */
    if (!any && v->type == NN_JSON_BOOL) {
        const char *switched = nn_app_text(app, "%s.enabled", key);
        row = app_key(app, switched, &any, &branch);
        if (row != SIZE_MAX) return app_config_value(app, switched, v, path);
    }
    /* nothing is in a key that must not be here */
    if (o && o->type == NN_APP_REFUSED && v->type == NN_JSON_NULL) return 0;
    if (o && (o->type == NN_APP_IGNORED || o->type == NN_APP_REFUSED))
        return app_take(app, row, "", where, 1);
    if (v->type == NN_JSON_NULL) return 0;                              /* left at its default */
    /* "train: {epochs: 1}" and "train.epochs: 2": one of them would be lost */
    if (o && app->in_file[row]++)
        return nn_app_usage(app, "%s: stands twice in this file, once as part of a map", where);
    if (v->type == NN_JSON_OBJECT) {
        if (o && (o->type == NN_APP_RANGE || o->type == NN_APP_IRANGE || o->type == NN_APP_SWEEP)) {
            const nn_json *lo = nn_json_get(v, "min"), *hi = nn_json_get(v, "max"),
                          *st = nn_json_get(v, "step");
            const char *a = lo ? app_scalar(app, lo) : NULL,
                       *b = hi ? app_scalar(app, hi) : NULL,
                       *c = st ? app_scalar(app, st) : NULL;
            for (e = v->v.first; e; e = e->next)
                if (strcmp(e->key, "min") != 0 && strcmp(e->key, "max") != 0 &&
                    !(o->type == NN_APP_SWEEP && strcmp(e->key, "step") == 0))
                    return nn_app_usage(app, "%s: expected min and max, got '%s'", where, e->key);
            if (!a || !b) return nn_app_usage(app, "%s: expected min and max, got only one of them", where);
            return app_take(
                app, row, nn_app_text(app, "%s:%s%s%s", a, b, c ? ":" : "", c ? c : ""), where, 1);
        }
        if (o && o->type == NN_APP_BOOL) {
            rc = app_take(app, row, "true", where, 1);
            if (rc) return rc;
        } else if (!branch) {
            char want[256];
            return nn_app_usage(app, "%s: expected %s, got a map", where,
                                o ? app_expect(o, want, sizeof want) : "one value");
        }
        return app_config_map(app, key, v, path);
    }
    if (v->type == NN_JSON_ARRAY) {
        app_sb list = NN_ZERO;
        /* [mean, std]: these switches of the branch on, the others off */
        if (!o && branch) {
            app_switches_off(app, key);
            for (e = v->v.first; e; e = e->next) {
                nn_json on = *e;
                if (e->type == NN_JSON_OBJECT) {
                    rc = app_config_pairs(app, key, e, path);
                    if (rc) return rc;
                    continue;
                }
                if (e->type != NN_JSON_STRING)
                    return nn_app_usage(app, "%s: expected a list of names, got a %s in it", where,
                                        nn_json_type_name(e->type));
                on.type = NN_JSON_BOOL;
                on.v.i = 1;
                rc = app_config_value(app, nn_app_text(app, "%s.%s", key, e->v.s), &on, path);
                if (rc) return rc;
            }
            return 0;
        }
        if (!o) return nn_app_usage(app, "%s: expected a map, got a list", where);
        for (e = v->v.first, i = 0; e; e = e->next, i++) {
            const char *t = app_scalar(app, e);
            if (!t || strchr(t, ',')) {
                app_sb_free(&list);
                return nn_app_usage(app, "%s: expected plain values in the list, got %s", where,
                                    t ? "one with a comma" : nn_json_type_name(e->type));
            }
            app_sb_f(&list, "%s%s",
                     i ? (o->type == NN_APP_RANGE || o->type == NN_APP_IRANGE ? ":" : ",") : "", t);
        }
        rc = list.bad ? nn_app_usage(app, "%s: out of memory", where) :
                        app_take(app, row, list.s ? list.s : "", where, 1);
        app_sb_free(&list);
        return rc;
    }
    if (!o) return nn_app_usage(app, "%s: expected a map, got '%s'", where, app_scalar(app, v));
    return app_take(app, row, app_scalar(app, v), where, 1);
}
static NN_UNUSED int app_config(nn_app *app, const char *path)
{
    nn_json *root = NULL;
    nn_yaml_warning *w = NULL;
    nn_error e = NN_ZERO;
    if (nn_yaml_read(&root, &app->arena, path, &w, NULL, &e) != NN_OK) {
        (void)nn_app_usage(app, "%s", e.msg);
        return e.status == NN_E_IO ? 1 : 2;
    }
    for (; w; w = w->next) nn_app_warn(app, "%s:%zu:%zu: %s", path, w->line, w->col, w->msg);
    if (root->type == NN_JSON_NULL) return 0;
    if (root->type != NN_JSON_OBJECT)
        return nn_app_usage(app, "%s: expected a map of options, got a %s", path,
                            nn_json_type_name(root->type));
    app->in_file = (unsigned char *)nn_arena_get(&app->arena, app_rows(app));
    if (!app->in_file) return nn_app_usage(app, "%s: out of memory", path);
    memset(app->in_file, 0, app_rows(app));
    return app_config_map(app, "", root, path);
}

/* ---- [RUN] -------------------------------------------------------------- */
NN_DEF const char *nn_app_path(nn_app *app, const char *fmt, ...)
{
    const char *out = app->out ? app->out : "", *before = out, *text;
    va_list ap;
    if (*out && out[strlen(out) - 1] != '/') before = nn_app_text(app, "%s/", out);
    va_start(ap, fmt);
    text = app_vtext(app, before, fmt, ap);
    va_end(ap);
    return text;
}
static NN_UNUSED const char *app_stem_path(nn_app *app, const char *name)
{
    return nn_app_path(app, "%s%s%s", app->stem, *app->stem ? "_" : "", name);
}
/* app_list: one more item in a table that grows in the arena by doubling */
static NN_UNUSED void *app_grow(nn_app *app, void *items, size_t n, size_t size)
{
    void *p;
    if (n & (n - 1)) return items;                          /* room is the next power of two */
    p = nn_arena_get(&app->arena, (n ? 2 * n : 1) * size);
    if (!p) app->no_memory = 1;
    if (p && n) memcpy(p, items, n * size);
    return p;
}
NN_DEF void nn_app_wrote(nn_app *app, const char *path)
{
    nn_app_output *t;
    size_t i;
    for (i = 0; i < app->n_outputs; i++)
        if (strcmp(app->outputs[i].path, path) == 0) {
            app->outputs[i].sha256[0] = 0;
            return;
        }
    t = (nn_app_output *)app_grow(app, app->outputs, app->n_outputs, sizeof *t);
    if (!t) return;
    app->outputs = t;
    t[app->n_outputs].path = nn_app_text(app, "%s", path);
    t[app->n_outputs].sha256[0] = 0;
    t[app->n_outputs].grows = 0;
    app->n_outputs++;
}
/* The hash of an output, read once while its size stays the same (the report and run.json both want
 * it); NULL when it is gone. */
static NN_UNUSED const char *app_hash(nn_app_output *o)
{
    uint64_t size = 0;
    if (nn_file_size(&size, o->path, NULL, NULL) != NN_OK) return NULL;
    if (!o->sha256[0] || size != o->size) {
        o->size = size;
        if (nn_file_sha256(o->sha256, o->path, NULL, NULL) != NN_OK) o->sha256[0] = 0;
    }
    return o->sha256[0] ? o->sha256 : NULL;
}
/* FNV-1a of a name */
static NN_UNUSED uint32_t app_name_sum(const char *name)
{
    uint32_t h = 2166136261u;
    while (*name) h = (h ^ (unsigned char)*name++) * 16777619u;
    return h;
}
/* Returns the name that it has from now on: a second result of a name is NAME_2, so that none hides
 * behind another in run.json. */
static NN_UNUSED const char *app_add_value(nn_app *app, const char *name, double num, const char *text, int is_count)
{
    nn_app_value *t = (nn_app_value *)app_grow(app, app->values, app->n_values, sizeof *t);
    const char *own = name;
    uint32_t sum = app_name_sum(own);
    size_t i, again = 1;
    if (!t) return name;
    app->values = t;
    for (i = 0; i < app->n_values; i++)
        if (t[i].sum == sum && strcmp(t[i].name, own) == 0) {
            own = nn_app_text(app, "%s_%zu", name, ++again);
            sum = app_name_sum(own);
            i = SIZE_MAX;                                    /* from the first one on */
        }
    t += app->n_values++;
    t->name = nn_app_text(app, "%s", own);
    t->sum = sum;
    t->num = num;
    t->text = text ? nn_app_text(app, "%s", text) : NULL;
    t->is_count = is_count;
    return t->name;
}
NN_DEF void nn_app_keep(nn_app *app, const char *name, double value)
{
    (void)app_add_value(app, name, value, NULL, 0);
}
NN_DEF void nn_app_result(nn_app *app, const char *name, double value)
{
    char t[NN_NUM_BYTES];
    name = app_add_value(app, name, value, NULL, 0);
    if (app->json) return;
    app_masked(stdout, name);
    printf(" %s\n", app_num(t, nn_f64_round(value, 6)));
    fflush(stdout);
}
NN_DEF void nn_app_result_text(nn_app *app, const char *name, const char *text)
{
    name = app_add_value(app, name, 0, text, 0);
    if (app->json) return;
    app_masked(stdout, name);
    putchar(' ');
    app_masked(stdout, text);
    putchar('\n');
    fflush(stdout);
}
NN_DEF void nn_app_undefined(nn_app *app, const char *name, const char *why)
{
    name = app_add_value(app, name, (double)NAN, NULL, 0);
    (void)app_add_value(app, nn_app_text(app, "%s_undefined", name), 0, why, 0);
    if (app->json) return;
    app_masked(stdout, name);
    fputs(" undefined: ", stdout);
    app_masked(stdout, why);
    putchar('\n');
    fflush(stdout);
}
NN_DEF void nn_app_count(nn_app *app, const char *name, uint64_t value)
{
    name = app_add_value(app, name, (double)value, NULL, 1);
    if (app->json) return;
    app_masked(stdout, name);
    printf(" %llu\n", (unsigned long long)value);
    fflush(stdout);
}
/* Files that can be made again: whole before they are renamed, but no flush of the folder each. */
static NN_UNUSED nn_status app_write(const char *path, const void *data, size_t n, nn_error *err)
{
    nn_file_opts o = NN_ZERO;
    o.no_sync = 2;
    return nn_file_write(path, data, n, &o, err);
}
static NN_UNUSED void app_values(nn_json_writer *w, const nn_app *app)
{
    size_t i;
    nn_json_begin_object(w);
    for (i = 0; i < app->n_values; i++) {
        const nn_app_value *v = &app->values[i];
        nn_json_key(w, v->name);
        if (v->text) nn_json_string(w, v->text);
        else if (v->is_count) nn_json_u64(w, (uint64_t)v->num);
        else nn_json_f64(w, v->num);
    }
    nn_json_end(w);
}
static NN_UNUSED void app_gone(nn_app *app, nn_app_output *out)
{
    nn_error e = NN_ZERO;
    if (out->grows) return;
    out->grows = 1;                                         /* said once */
    (void)nn_error_set(&e, NN_E_IO, "%s: was written and cannot be read back", out->path);
    nn_app_lost(app, &e);
}
/* run.json: everything about the run that is not data; not among the bytes that are promised to repeat */
static NN_UNUSED nn_status app_run_json(nn_app *app, const char *state, int hashes, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_json *tree;
    size_t i;
    nn_status s;
    w.buf = &b;
    w.indent = 2;
    w.nan = NN_JSON_NAN_NULL;
    nn_json_begin_object(&w);
    nn_json_key(&w, "program");
    nn_json_string(&w, app->program->name);
    if (app->command >= 0 && app->program->n_commands &&
        app->program->commands[app->command].name) {
        nn_json_key(&w, "command");
        nn_json_string(&w, app->program->commands[app->command].name);
    }
    nn_json_key(&w, "version");
    nn_json_string(&w, NN_VERSION);
    nn_json_key(&w, "state");
    nn_json_string(&w, state);
    nn_json_key(&w, "command_line");
    nn_json_string(&w, app_readable(app, app->command_line));
    nn_json_key(&w, "seed");
    nn_json_u64(&w, app->seed);
    nn_json_key(&w, "threads");
    nn_json_i64(&w, app->n_threads);
    nn_json_key(&w, "cpu_path");
    nn_json_string(&w, nn_isa_name());
    nn_json_key(&w, "started");
    nn_json_string(&w, app->started_at);
    nn_json_key(&w, "wall_seconds");
    nn_json_f64(&w, nn_f64_round(nn_app_seconds() - app->started, 3));
    tree = app_tree(app);
    nn_json_key(&w, "options");
    if (tree) nn_json_value(&w, tree);
    else {
        nn_json_null(&w);
        app->no_memory = 1;
    }
    nn_json_key(&w, "results");
    app_values(&w, app);
    nn_json_key(&w, "inputs");
    nn_json_begin_array(&w);
    for (i = 0; i < app->n_inputs; i++) {
        nn_json_begin_object(&w);
        nn_json_key(&w, "path");
        nn_json_string(&w, app_readable(app, app->inputs[i].path));
        nn_json_key(&w, "size");
        nn_json_u64(&w, app->inputs[i].size);
        nn_json_key(&w, "sha256");
        nn_json_string(&w, app->inputs[i].sha256);
        nn_json_end(&w);
    }
    nn_json_end(&w);
    nn_json_key(&w, "outputs");
    nn_json_begin_array(&w);
    for (i = 0; hashes && i < app->n_outputs; i++) {
        const char *path = app->outputs[i].path, *hex = app_hash(&app->outputs[i]);
        size_t no = app->out ? strlen(app->out) : 0;
        if (!hex) {
            app_gone(app, &app->outputs[i]);
            continue;
        }
        if (no && strncmp(path, app->out, no) == 0 && path[no] == '/') path += no + 1;
        nn_json_begin_object(&w);
        nn_json_key(&w, "path");
        nn_json_string(&w, app_readable(app, path));
        nn_json_key(&w, "bytes");
        nn_json_u64(&w, app->outputs[i].size);
        nn_json_key(&w, "sha256");
        nn_json_string(&w, hex);
        nn_json_end(&w);
    }
    nn_json_end(&w);
    nn_json_end(&w);
    s = nn_json_finish(&w, err);
    if (s == NN_OK) s = nn_buf_text(&b, "\n", err);
    o.no_sync = !hashes && app->opened;       /* the first one is what --resume compares with */
    if (s == NN_OK) s = nn_file_write(app_stem_path(app, "run.json"), b.data, b.len, &o, err);
    nn_buf_free(&b);
    return s;
}
NN_DEF const char *nn_app_out_state(nn_app *app, const char *stem)
{
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    const char *path = nn_app_path(app, "%s%srun.json", stem, *stem ? "_" : ""), *state = "";
    if (!nn_file_exists(path, NULL)) return "";
    if (nn_json_read(&root, &a, path, NULL, NULL, NULL) == NN_OK)
        state = nn_app_text(app, "%s", nn_json_str(nn_json_get(root, "state"), "running"));
    else state = "running";
    nn_arena_free(&a);
    return state;
}
/* one lock more, held until the end; a folder that this process holds already is fine */
static NN_UNUSED nn_status app_lock(nn_app *app, const char *dir, nn_error *err)
{
    uint64_t where[2];
    nn_app_lock *t;
    size_t i;
    (void)app_where(dir, where);
    for (i = 0; i < app->n_locks; i++)
        if (app->locks[i].device == where[0] && app->locks[i].inode == where[1]) return NN_OK;
    t = (nn_app_lock *)app_grow(app, app->locks, app->n_locks, sizeof *t);
    if (!t) return nn_app_check(app, err);
    app->locks = t;
    t += app->n_locks;
    t->path = NULL;
    t->device = where[0];
    t->inode = where[1];
    NN_TRY(nn_lock_open(&t->lock, dir, NULL, err));
    app->n_locks++;
    return NN_OK;
}
/* A temporary that somebody may be writing: its name has the number of a living process that is not
 * this one, and it is young. */
static NN_UNUSED int app_in_use(const char *name, const struct stat *st)
{
    uint64_t process = 0;
    const size_t n = nn_u64_parse(name + 7, strlen(name + 7), &process);
    if (time(NULL) - st->st_mtime > 600) return 0;
    if (!n || name[7 + n] != '-') return 1;
    return process != (uint64_t)getpid() && app_lives(process);
}
/* Temporaries of killed runs, in the folder and in the folders in it but for those that have a lock,
 * which are other runs'. Names that cannot be listed are no folders. */
static NN_UNUSED nn_status app_clean(const char *dir, int depth, nn_error *err)
{
    nn_buf names = NN_ZERO;
    size_t n = 0, i;
    const char *name;
    char path[NN_MAX_PATH_BYTES], lock[NN_MAX_PATH_BYTES];
    nn_status s = nn_dir_list(&names, &n, dir, NULL, err);
    name = (const char *)names.data;
    for (i = 0; i < n && s == NN_OK; i++, name += strlen(name) + 1) {
        struct stat st;
        if (nn_path_join(path, sizeof path, dir, name, NULL) != NN_OK || app_link_stat(path, &st) != 0) continue;
        if (strncmp(name, ".nntmp-", 7) == 0 && !app_in_use(name, &st)) s = nn_file_remove(path, NULL, err);
        if (depth <= 0 || !S_ISDIR(st.st_mode)) continue;
        if (nn_path_join(lock, sizeof lock, path, ".lock", NULL) == NN_OK && access(lock, F_OK) == 0) continue;
        s = app_clean(path, depth - 1, err);
    }
    nn_buf_free(&names);
    return s;
}
/* -- inputs -- */
/* the first 4 KiB of a file */
static NN_UNUSED nn_status app_header(nn_sha256 *sum, const char *path, nn_error *err)
{
    nn_reader *r;
    nn_file_opts o = NN_ZERO;
    const unsigned char *p;
    size_t n;
    nn_status s;
    o.raw = 1;
    NN_TRY(nn_reader_open(&r, path, &o, err));
    s = nn_reader_peek(r, 4096, &p, &n, err);
    if (s == NN_OK) nn_sha256_put(sum, p, n < 4096 ? n : 4096);
    nn_reader_close(r);
    return s;
}
static NN_UNUSED nn_status app_folder_sum(nn_app_output *in, const char *path, nn_error *err)
{
    nn_buf names = NN_ZERO;
    nn_sha256 sum;
    size_t n = 0, i;
    const char *name;
    char file[NN_MAX_PATH_BYTES], line[64];
    nn_status s;
    NN_TRY(nn_dir_list(&names, &n, path, NULL, err));
    s = NN_OK;
    nn_sha256_init(&sum);
    name = (const char *)names.data;
    in->size = 0;
    for (i = 0; i < n && s == NN_OK; i++, name += strlen(name) + 1) {
        struct stat st;
        if (name[0] == '.' || nn_path_join(file, sizeof file, path, name, NULL) != NN_OK) continue;
        if (stat(file, &st) != 0 || !S_ISREG(st.st_mode)) continue;
        (void)snprintf(line, sizeof line, "%lld %lld", (long long)st.st_size, (long long)st.st_mtime);
        nn_sha256_put(&sum, name, strlen(name) + 1);
        nn_sha256_put(&sum, line, strlen(line) + 1);
        s = app_header(&sum, file, err);
        in->size++;
    }
    nn_buf_free(&names);
    nn_sha256_hex(&sum, in->sha256);
    return s;
}
/* another input than the run in OUT was made from? */
static NN_UNUSED nn_status app_same_input(nn_app *app, const nn_app_output *in, nn_error *err)
{
    nn_arena arena = NN_ZERO;
    nn_json *root = NULL;
    const nn_json *e;
    nn_status s = NN_OK;
    if (!app->before.len || in->grows) return NN_OK;
    if (nn_json_parse(&root, &arena, (const char *)app->before.data, app->before.len, NULL, NULL,
                      NULL) == NN_OK)
        for (e = nn_json_get(root, "inputs") ? nn_json_get(root, "inputs")->v.first : NULL; e; e = e->next) {
            const char *path = nn_json_str(nn_json_get(e, "path"), ""),
                       *hex = nn_json_str(nn_json_get(e, "sha256"), "");
            if (strcmp(path, in->path) == 0 && strcmp(hex, in->sha256) != 0)
                s = nn_app_refuse(app, err,
                                  "--resume: %s is not what the run in %s was made from: sha256 "
                                  "%.12s.. then, %.12s.. now",
                                  in->path, app->out, hex, in->sha256);
        }
    nn_arena_free(&arena);
    return s;
}
NN_DEF nn_status nn_app_input(nn_app *app, const char *path, int grows, nn_error *err)
{
    nn_app_output *t;
    struct stat st;
    if (!path || strcmp(path, "-") == 0) return NN_OK;
    memset(&st, 0, sizeof st);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return NN_OK;   /* read once */
    t = (nn_app_output *)app_grow(app, app->inputs, app->n_inputs, sizeof *t);
    if (!t) return nn_app_check(app, err);
    app->inputs = t;
    t += app->n_inputs;
    memset(t, 0, sizeof *t);
    t->path = nn_app_text(app, "%s", path);
    t->grows = grows;
    if (S_ISDIR(st.st_mode)) NN_TRY(app_folder_sum(t, path, err));
    else {
        NN_TRY(nn_file_sha256(t->sha256, path, NULL, err));
        NN_TRY(nn_file_size(&t->size, path, NULL, err));
    }
    app->n_inputs++;
    NN_TRY(app_same_input(app, t, err));
    return app->opened ? app_run_json(app, "running", 0, err) : NN_OK;
}
/* -- resume -- */
/* the value of a dotted key in the options of run.json; NULL = there is none */
static NN_UNUSED const nn_json *app_node_at(const nn_json *options, const char *key)
{
    const char *dot;
    while (options && (dot = strchr(key, '.')) != NULL) {
        char name[128];
        (void)snprintf(name, sizeof name, "%.*s", (int)(dot - key), key);
        options = options->type == NN_JSON_OBJECT ? nn_json_get(options, name) : NULL;
        key = dot + 1;
    }
    return options && options->type == NN_JSON_OBJECT ? nn_json_get(options, key) : NULL;
}
NN_DEF void nn_app_may_change(nn_app *app, const char *key)
{
    if (app->n_may_change < sizeof app->may_change / sizeof *app->may_change)
        app->may_change[app->n_may_change++] = key;
}
static NN_UNUSED int app_changes(const nn_app *app, const char *key)
{
    size_t i;
    for (i = 0; i < app->n_may_change; i++) if (strcmp(app->may_change[i], key) == 0) return 1;
    return 0;
}
static NN_UNUSED nn_status app_same_value(nn_app *app, size_t row, const nn_json *options, nn_error *err)
{
    const nn_option *o = app_row(app, row);
    char now[400], then[400];
    if (app_may_change(o) || !app_has(app, o)) return NN_OK;
    if (o->type >= NN_APP_IGNORED || o->type == NN_APP_NONE) return NN_OK;
    if (app_changes(app, o->key)) return NN_OK;
    options = app_node_at(options, o->key);
    if (!options) return NN_OK;
    if (options->type == NN_JSON_OBJECT && !nn_json_get(options, "min")) return NN_OK;   /* a branch */
    app_text_of(app, row, now, sizeof now);
    app_node_text(then, sizeof then, options);
    if (strcmp(now, then) == 0) return NN_OK;
    return nn_app_refuse(app, err, "--resume: %s: the run in %s has '%s', now '%s' is asked for",
                         o->key, app->out, then, now);
}
static NN_UNUSED nn_status app_same_run(nn_app *app, nn_error *err)
{
    nn_arena arena = NN_ZERO;
    nn_json *root = NULL;
    const nn_app_program *p = app->program;
    const char *name = app->command >= 0 && p->n_commands ? p->commands[app->command].name : NULL, *was;
    nn_status s = nn_json_parse(&root, &arena, (const char *)app->before.data, app->before.len, NULL, NULL,
                                NULL);
    size_t i;
    if (s == NN_E_NOMEM) s = nn_error_set(err, s, "%s: out of memory", app->out);
    else if (s != NN_OK || root->type != NN_JSON_OBJECT)
        s = nn_error_set(err, NN_E_FORMAT, "--resume: %s: cannot be read, so what it was made with cannot be "
                     "compared: use --overwrite or another --out", app_stem_path(app, "run.json"));
    else {
        const nn_json *options = nn_json_get(root, "options");
        was = nn_json_str(nn_json_get(root, "program"), p->name);
        if (strcmp(was, p->name) != 0)
            s = nn_app_refuse(app, err, "--resume: program: the run in %s is by '%s', now '%s'", app->out,
                              was, p->name);
        was = nn_json_str(nn_json_get(root, "command"), name ? name : "");
        if (s == NN_OK && name && strcmp(was, name) != 0 && !app_changes(app, "command"))
            s = nn_app_refuse(app, err, "--resume: command: the run in %s is '%s', now '%s'", app->out,
                              was, name);
        for (i = 0; i < app_rows(app) && s == NN_OK; i++) s = app_same_value(app, i, options, err);
        for (i = 0; i < app->n_inputs && s == NN_OK; i++) s = app_same_input(app, &app->inputs[i], err);
    }
    nn_arena_free(&arena);
    return s;
}
NN_DEF void nn_app_owns(nn_app *app, const char *head, const char *tail)
{
    nn_app_own *t = (nn_app_own *)app_grow(app, app->owned, app->n_owned, sizeof *t);
    if (!t) return;
    app->owned = t;
    t[app->n_owned].head = nn_app_text(app, "%s", head);
    t[app->n_owned++].tail = nn_app_text(app, "%s", tail);
}
/* what is there of an earlier run: refused, or removed */
static NN_UNUSED nn_status app_owned(nn_app *app, int remove_it, nn_error *err)
{
    nn_buf names = NN_ZERO;
    size_t n = 0, i, k;
    const char *name;
    char path[NN_MAX_PATH_BYTES];
    nn_status s = nn_dir_list(&names, &n, app->out, NULL, err);
    name = (const char *)names.data;
    for (i = 0; i < n && s == NN_OK; i++, name += strlen(name) + 1)
        for (k = 0; k < app->n_owned && s == NN_OK; k++) {
            const size_t len = strlen(name), nh = strlen(app->owned[k].head), nt = strlen(app->owned[k].tail);
            if (len < nh + nt || strncmp(name, app->owned[k].head, nh) != 0) continue;
            if (strcmp(name + len - nt, app->owned[k].tail) != 0) continue;
            s = nn_path_join(path, sizeof path, app->out, name, err);
            if (s == NN_OK && remove_it) s = nn_file_remove(path, NULL, err);
            else if (s == NN_OK)
                s = nn_error_set(err, NN_E_ARG, "%s: is there already, without the record of a run: use "
                             "--overwrite or another --out", path);
        }
    nn_buf_free(&names);
    return s;
}
/* own: the run that goes on made it */
static NN_UNUSED nn_status app_file(nn_app *app, const char *path, int own, nn_error *err)
{
    const char *slash = path ? strrchr(path, '/') : NULL, *dir;
    nn_app_lock *t;
    size_t i;
    NN_TRY(nn_app_check(app, err));
    if (!path || strcmp(path, "-") == 0) return NN_OK;
    if (!*path) return nn_error_set(err, NN_E_ARG, "expected the name of a file to write, got nothing");
    if (nn_file_exists(path, NULL) && !app->overwrite && !own)
        return nn_error_set(err, NN_E_ARG, "%s: is there already: --overwrite replaces it", path);
    if (app->dry_run) {
        app->planned = 1;
        nn_app_say(app, "dry run: would write %s", path);
        return nn_error_set(err, NN_E_STOPPED, "%s: not written, this is a dry run", path);
    }
    dir = nn_app_text(app, "%.*s", slash ? (int)(slash - path + 1) : 0, path);
    if (*dir) NN_TRY(nn_dir_make(dir, NULL, err));
    t = (nn_app_lock *)app_grow(app, app->locks, app->n_locks, sizeof *t);
    if (!t) return nn_app_check(app, err);
    app->locks = t;
    t += app->n_locks;
    memset(t, 0, sizeof *t);
    t->path = nn_app_text(app, "%s.%s.lock", dir, slash ? slash + 1 : path);
    NN_TRY(nn_app_check(app, err));
    for (i = 0; i < app->n_locks; i++)
        if (app->locks[i].path && strcmp(app->locks[i].path, t->path) == 0)
            return nn_error_set(err, NN_E_ARG, "%s: two results would be written into it", path);
    NN_TRY(nn_lock_file(&t->lock, t->path, NULL, err));
    app->n_locks++;
    return app->resume || app->overwrite ? app_clean(*dir ? dir : ".", 0, err) : NN_OK;
}
NN_DEF nn_status nn_app_file_open(nn_app *app, const char *path, nn_error *err)
{
    return app_file(app, path, 0, err);
}
/* the rows with NN_APP_WRITES; the run that goes on, if any, says in app->before which are its own */
static NN_UNUSED nn_status app_files(nn_app *app, nn_error *err)
{
    nn_arena arena = NN_ZERO;
    nn_json *root = NULL;
    nn_status s = NN_OK;
    size_t i;
    if (app->before.len)
        s = nn_json_parse(&root, &arena, (const char *)app->before.data, app->before.len, NULL, NULL, err);
    for (i = 0; i < app->program->n_options && s == NN_OK; i++) {
        const nn_option *o = &app->program->options[i];
        const char *path, *was;
        if (!(o->flags & NN_APP_WRITES) || !app_has(app, o)) continue;
        path = *(const char *const *)(const void *)app_field(app, i);
        was = nn_json_str(app_node_at(nn_json_get(root, "options"), o->key), "");
        s = app_file(app, path, path && strcmp(was, app_readable(app, path)) == 0, err);
    }
    nn_arena_free(&arena);
    return s;
}
NN_DEF nn_status nn_app_out_open(nn_app *app, const char *stem, nn_error *err)
{
    const char *state;
    if (!app->out || !*app->out) return nn_error_set(err, NN_E_ARG, "--out: expected a folder, got nothing");
    app->stem = nn_app_text(app, "%s", stem);
    NN_TRY(nn_app_check(app, err));
    if (*stem && nn_name_check(stem, err) != NN_OK) {
        app->misused = 1;
        return NN_E_ARG;
    }
    if (app->dry_run) {
        app->planned = 1;
        nn_app_say(app, "dry run: would write into %s", app->out);
        return nn_error_set(err, NN_E_STOPPED, "%s: not opened, this is a dry run", app->out);
    }
    NN_TRY(nn_dir_make(app->out, NULL, err));
    NN_TRY(app_lock(app, app->out, err));
    state = nn_app_out_state(app, stem);
    if (*state && !app->resume && !app->overwrite)
        return nn_error_set(err, NN_E_ARG,
                        "%s: expected a new folder, got one that holds a run (%s): use --resume, "
                        "--overwrite or another --out",
                        app->out, state);
    if (*state && app->resume) {
        nn_buf_free(&app->before);
        NN_TRY(nn_file_read(&app->before, app_stem_path(app, "run.json"), NULL, err));
        NN_TRY(app_same_run(app, err));
    }
    if (app->check) NN_TRY(app->check(app, app->checked, err));
    if (!*state && !app->overwrite) NN_TRY(app_owned(app, 0, err));
    NN_TRY(app_files(app, err));
    if (app->resume || app->overwrite) NN_TRY(app_clean(app->out, *stem ? 0 : 2, err));
    if ((app->resume || app->overwrite) && *stem && nn_file_exists(nn_app_path(app, "plots"), NULL))
        NN_TRY(app_clean(nn_app_path(app, "plots"), 0, err));
    NN_TRY(nn_app_check(app, err));
    NN_TRY(app_run_json(app, "running", 0, err));
    app->opened = 1;
    return app->resume ? NN_OK : app_owned(app, 1, err);
}
NN_DEF nn_status nn_app_folder_open(nn_app *app, const char *dir, nn_error *err)
{
    NN_TRY(nn_dir_make(dir, NULL, err));
    NN_TRY(app_lock(app, dir, err));
    return app->resume || app->overwrite ? app_clean(dir, 0, err) : NN_OK;
}
NN_DEF void nn_app_interrupted(nn_app *app, const char *what)
{
    app->interrupted = 1;
    fflush(stdout);
    fprintf(stderr, "%s: interrupted: %s; go on with: %s%s\n", app->program->name, what,
            app->command_line, app->resume ? "" : " --resume");
}
NN_DEF void nn_app_next(nn_app *app, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    app->next = app_vtext(app, "", fmt, ap);
    va_end(ap);
}
static NN_UNUSED void app_progress_time(char *buf, size_t cap, double s);
/* metrics.json beside run.json, and the object that --json prints */
static NN_UNUSED nn_status app_metrics(nn_app *app, int write, int print, nn_error *err)
{
    nn_buf b = NN_ZERO;
    nn_json_writer w = NN_ZERO;
    const char *path = app_stem_path(app, "metrics.json");
    nn_status s;
    w.buf = &b;
    w.nan = NN_JSON_NAN_NULL;
    w.spaced = 1;
    app_values(&w, app);
    s = nn_json_finish(&w, err);
    if (s == NN_OK) s = nn_buf_text(&b, "\n", err);
    if (s == NN_OK && write) s = app_write(path, b.data, b.len, err);
    if (s == NN_OK && write) nn_app_wrote(app, path);
    if (s == NN_OK && print) (void)fwrite(b.data, 1, b.len, stdout);
    nn_buf_free(&b);
    return s;
}
static NN_UNUSED void app_farewell(nn_app *app)
{
    char took[32], files[40];
    app_progress_time(took, sizeof took, nn_app_seconds() - app->started);
    (void)snprintf(files, sizeof files, ", %lu files", (unsigned long)app->n_outputs);
    nn_app_say(app, "done in %s: %s%s%s%s", took, app->out, app->n_outputs > 1 ? files : "",
               app->report ? "; open " : "", app->report ? app->report : "");
    if (app->next) nn_app_say(app, "next: %s", app->next);
}
/* The last words of run.json. A refused --resume leaves what was there; an output that is listed and
 * cannot be read back is a failure. */
static NN_UNUSED int app_close_run(nn_app *app, int rc)
{
    nn_error e = NN_ZERO;
    const char *state = app->interrupted ? "interrupted" : rc ? "failed" : "done";
    nn_status s;
    if (app->refused && app->before.len) {
        s = nn_file_write(app_stem_path(app, "run.json"), app->before.data, app->before.len, NULL, &e);
        return s == NN_OK ? rc : 1;
    }
    s = app_run_json(app, state, 1, &e);
    if (s == NN_OK && app->lost && rc == 0) {
        rc = 1;
        s = app_run_json(app, "failed", 1, &e);
    }
    if (s == NN_OK) return rc;
    (void)nn_app_usage(app, "%s", e.msg);
    return 1;
}
NN_DEF int nn_app_finish(nn_app *app, const nn_error *err)
{
    int rc = 0;
    nn_error e = NN_ZERO;
    if (app->planned && err && err->status == NN_E_STOPPED) err = NULL;
    if (!err && nn_app_check(app, &e) != NN_OK) err = &e;
    if (err && !app->interrupted)
        (void)nn_app_usage(app, "%s", err->msg[0] ? err->msg : nn_status_name(err->status));
    if (err || app->interrupted || app->lost) rc = 1;
    if (app_metrics(app, app->opened && !err, app->json && !rc, &e) != NN_OK) {
        if (!rc) (void)nn_app_usage(app, "%s", e.msg);
        rc = 1;
    }
    if (app->opened) rc = app_close_run(app, rc);
    if (rc == 0 && app->opened) app_farewell(app);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (rc == 0) (void)nn_app_usage(app, "standard output: could not write");
        rc = 1;
    }
    if (rc && err && app->misused) rc = 2;
    if (rc == 0) rc = app->exit_code;
    while (app->n_locks) {
        nn_app_lock *l = &app->locks[--app->n_locks];
        if (l->path) (void)nn_file_remove(l->path, NULL, NULL);       /* beside a single file */
        nn_lock_close(l->lock);
    }
    nn_buf_free(&app->before);
    nn_arena_free(&app->arena);
    return rc;
}

/* ---- [PROGRESS] --------------------------------------------------------- */
NN_DEF void nn_progress_begin(nn_progress *p, nn_app *app, const char *label, double total,
                              const char *unit)
{
    memset(p, 0, sizeof *p);
    p->app = app;
    p->label = label;
    p->unit = unit ? unit : "";
    p->total = total;
    p->t0 = p->last = nn_app_seconds();
    p->loss = p->acc = NAN;
    p->tty = isatty(2);
    if (p->tty) p->last -= 1;
}
NN_DEF void nn_progress_from(nn_progress *p, double done) { p->base = p->done = done; }
static NN_UNUSED void app_progress_time(char *buf, size_t cap, double s)
{
    unsigned long t = s < 0 ? 0 : s > 3.6e8 ? 360000000ul : (unsigned long)(s + 0.5);
    if (t >= 3600) (void)snprintf(buf, cap, "%luh%02lum", t / 3600, t / 60 % 60);
    else if (t >= 60) (void)snprintf(buf, cap, "%lum%02lus", t / 60, t % 60);
    else (void)snprintf(buf, cap, "%lus", t);
}
static NN_UNUSED void app_progress_print(nn_progress *p, double now, int last)
{
    char line[256], eta[32], rate[48];
    double took = now - p->t0, r = took > 0 ? (p->done - p->base) / took : 0;
    size_t n;
    (void)nn_text_mask(line, sizeof line / 2, p->label, strlen(p->label));
    n = strlen(line);
    if (p->total > 0)
        n += (size_t)snprintf(line + n, sizeof line - n, " %.0f/%.0f %s %3.0f%%", p->done, p->total,
                              p->unit, 100 * p->done / p->total);
    else n += (size_t)snprintf(line + n, sizeof line - n, " %.0f %s", p->done, p->unit);
    (void)snprintf(rate, sizeof rate, r >= 100 ? "%.0f/s" : r >= 1 ? "%.1f/s" : "%.3f/s", r);
    n += (size_t)snprintf(line + n, sizeof line - n, "  %s", rate);
    if (!last && p->total > p->done && r > 0) {
        app_progress_time(eta, sizeof eta, (p->total - p->done) / r);
        n += (size_t)snprintf(line + n, sizeof line - n, "  ETA %s", eta);
    } else if (last) {
        app_progress_time(eta, sizeof eta, took);
        n += (size_t)snprintf(line + n, sizeof line - n, "  in %s", eta);
    }
    if (p->loss == p->loss) n += (size_t)snprintf(line + n, sizeof line - n, "  loss %.4g", p->loss);
    if (p->acc == p->acc) n += (size_t)snprintf(line + n, sizeof line - n, "  acc %.2f%%", 100 * p->acc);
    fflush(stdout);
    if (p->tty)
        fprintf(stderr, "\r%s%*s%s", line, p->width > (int)n ? p->width - (int)n : 0, "",
                last ? "\n" : "");
    else fprintf(stderr, "%s\n", line);
    fflush(stderr);
    p->width = (int)n;
    p->shown = 1;
}
NN_DEF void nn_progress_step(nn_progress *p, double done, double loss, double acc)
{
    double now;
    p->done = done;
    if (loss == loss) p->loss = loss;
    if (acc == acc) p->acc = acc;
    if (p->app->quiet) return;
    now = nn_app_seconds();
    if (now - p->last < (p->tty ? 0.1 : 5.0)) return;
    p->last = now;
    app_progress_print(p, now, 0);
}
NN_DEF void nn_progress_end(nn_progress *p)
{
    if (p->app->quiet) return;
    app_progress_print(p, nn_app_seconds(), 1);
}

#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_APP_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE. */
