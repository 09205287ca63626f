/* tests/test_app.c - examples/nn_app.h: option tables, config files, run folders, plots, reports */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../examples/nn_app.h"
#include "../examples/nn_report.h"
#include "nn_test.h"

typedef struct opts {
    size_t epochs; double lr; const char *train; int opt, strat, mean, std, pca; nn_range noise; nn_irange layers; nn_texts ft; nn_nums w; nn_ints arch; nn_sweep scale;
    uint64_t split; int64_t shift, n_pca;
} opts;
#define F(m) offsetof(opts, m)
static const nn_option table[] = {
    { "data.file", NN_APP_TEXT, F(train), NULL, 0, 0, NULL, NULL, "FILE", "data", "training rows", "train", NN_APP_REQUIRED, 1 },
    { "fit.epochs", NN_APP_SIZE, F(epochs), "100", 1, 1000, "epochs", NULL, NULL, "training", "passes", NULL, 0, 1 },
    { "fit.lr", NN_APP_NUM, F(lr), "1e-3", 0, 0, NULL, NULL, NULL, "training", "learning rate", NULL, NN_APP_ABOVE, 0 },
    { "fit.optimizer", NN_APP_ENUM, F(opt), "adam", 0, 0, NULL, "adam|adamw|sgd", NULL, "training", "update rule", NULL, 0, 0 },
    { "noise", NN_APP_RANGE, F(noise), "0:0.3", 0, 1, NULL, NULL, NULL, "training", "noise", NULL, 0, 0 },
    { "layers", NN_APP_IRANGE, F(layers), "6:9", 1, 50, NULL, NULL, NULL, "training", "layers", NULL, 0, 0 },
    { "finetuned", NN_APP_TEXTS, F(ft), NULL, 0, 0, NULL, NULL, NULL, "training", "models", NULL, NN_APP_MANY, 0 },
    { "weights", NN_APP_NUMS, F(w), "1,2", 0, 0, NULL, NULL, NULL, "training", "weights", NULL, 0, 0 },
    { "arch", NN_APP_INTS, F(arch), NULL, 1, 100, NULL, NULL, NULL, "training", "widths", NULL, 0, 0 },
    { "scale", NN_APP_SWEEP, F(scale), "0:1:0.1", -10, 10, NULL, NULL, NULL, "training", "coefficients", NULL, 0, 0 },
    { "stratify", NN_APP_BOOL, F(strat), "true", 0, 0, NULL, NULL, NULL, "training", "keep shares", NULL, 0, 0 },
    { "split_seed", NN_APP_SEED, F(split), "42", 0, 0, NULL, NULL, NULL, "training", "seed of the split", NULL, 0, 0 },
    { "shift", NN_APP_INT, F(shift), "-3", 0, 0, NULL, NULL, NULL, "training", "shift", NULL, 0, 0 },
    { "methods.mean", NN_APP_BOOL, F(mean), "true", 0, 0, NULL, NULL, NULL, "methods", "mean", NULL, 0, 0 },
    { "methods.std", NN_APP_BOOL, F(std), "true", 0, 0, NULL, NULL, NULL, "methods", "std", NULL, 0, 0 },
    { "methods.pca", NN_APP_BOOL, F(pca), NULL, 0, 0, NULL, NULL, NULL, "methods", "pca", NULL, 0, 0 },
    { "methods.pca.components", NN_APP_INT, F(n_pca), "3", 1, 9, NULL, NULL, NULL, "methods", "components", NULL, 0, 0 },
    { "a.lr2", NN_APP_NUM, F(lr), NULL, 0, 0, NULL, NULL, NULL, "x", "one", NULL, 0, 2 },
    { "b.lr2", NN_APP_NUM, F(lr), NULL, 0, 0, NULL, NULL, NULL, "x", "two", NULL, 0, 2 },
    { "num_workers", NN_APP_IGNORED, 0, NULL, 0, 0, NULL, NULL, NULL, NULL, "there are no workers here", NULL, 0, 0 },
    { "hub.token", NN_APP_REFUSED, 0, NULL, 0, 0, NULL, NULL, NULL, NULL, "a token belongs into the environment", NULL, 0, 0 }
};
static const nn_app_command commands[] = { { "fit", NULL, 0, 0, "fit it", "x" }, { "merge", "DIR...", 1, 3, "merge them", "x" } };
static const nn_app_program program = { "prog", "about it", NULL, commands, 2, table, sizeof table / sizeof *table, 0 };
static nn_app app;
static opts o;
static char dir[512];

/* words separated by spaces; the exit code, or -1 with app and o filled. stderr is caught in said[] */
static char said[4096], words[1024];
static int parse(const char *line)
{
    char *argv[40], *s;
    int argc = 0, rc, fd, old[2];
    char path[600];
    FILE *f;
    (void)snprintf(words, sizeof words, "prog %s", line);
    for (s = strtok(words, " "); s && argc < 39; s = strtok(NULL, " ")) argv[argc++] = s;
    argv[argc] = NULL;
    nn_arena_free(&app.arena);
    (void)snprintf(path, sizeof path, "%s/stderr", dir);
    fflush(stdout);
    fflush(stderr);
    old[0] = dup(1);
    old[1] = dup(2);
    f = fopen(path, "w");
    fd = fileno(f);
    (void)dup2(fd, 1);
    (void)dup2(fd, 2);
    rc = nn_app_begin(&app, &program, &o, argc, argv);
    fflush(stdout);
    fflush(stderr);
    (void)dup2(old[0], 1);
    (void)dup2(old[1], 2);
    (void)close(old[0]);
    (void)close(old[1]);
    fclose(f);
    f = fopen(path, "r");
    said[fread(said, 1, sizeof said - 1, f)] = 0;
    fclose(f);
    return rc;
}
static void refused(const char *line, const char *text)
{
    int rc = parse(line);
    CHECK_MSG(rc == 2, "%s: status %d, %s", line, rc, said);
    CHECK_MSG(strstr(said, text) != NULL, "%s: expected '%s' in: %s", line, text, said);
}
static const char *config(const char *text)
{
    static char path[600];
    FILE *f;
    (void)snprintf(path, sizeof path, "%s/c.yaml", dir);
    f = fopen(path, "wb");
    fputs(text, f);
    fclose(f);
    return path;
}

static void defaults_and_flags(void)
{
    CHECK_INT(parse("fit --train x.csv"), -1);
    CHECK_INT(o.epochs, 100); CHECK_NEAR(o.lr, 1e-3, 0); CHECK_STR(o.train, "x.csv"); CHECK_INT(o.opt, 0); CHECK_NEAR(o.noise.max, 0.3, 0); CHECK_INT(o.layers.min, 6);
    CHECK_INT(o.w.n, 2); CHECK_INT(o.strat, 1); CHECK_INT(o.split, 42); CHECK_INT(o.shift, -3); CHECK_NEAR(o.scale.step, 0.1, 0); CHECK_INT(o.ft.n, 0);
    CHECK_INT(nn_app_given(&app, "fit.epochs"), 0);
    CHECK_INT(nn_app_given(&app, "data.file"), 2);
    CHECK_INT(parse("fit --data.file=a --fit.epochs 7 --lr=0.5 --optimizer sgd --noise 0.1 --layers 2:4 --finetuned a b c --weights 0.5,-1 --arch 8,16 --scale -1:1:0.5 --no-stratify --shift -9 --seed 5"), -1);
    CHECK_INT(o.epochs, 7); CHECK_NEAR(o.lr, 0.5, 0); CHECK_STR(nn_app_choice(&app, "fit.optimizer"), "sgd"); CHECK_NEAR(o.noise.min, 0.1, 0); CHECK_NEAR(o.noise.max, 0.1, 0); CHECK_INT(o.layers.max, 4);
    CHECK_INT(o.ft.n, 3); CHECK_STR(o.ft.v[2], "c"); CHECK_NEAR(o.w.v[1], -1, 0); CHECK_INT(o.arch.v[1], 16); CHECK_NEAR(o.scale.lo, -1, 0); CHECK_INT(o.strat, 0); CHECK_INT(o.shift, -9);
    CHECK_INT(o.split, 5);                                   /* follows --seed */
    CHECK_INT(parse("fit --train a --seed 5 --split_seed 6 --stratify=no --epochs 1e2"), -1);
    CHECK_INT(o.split, 6); CHECK_INT(o.strat, 0); CHECK_INT(o.epochs, 100);
    CHECK_INT(parse("merge a b --lr 2"), -1);
    CHECK_INT(app.n_args, 2); CHECK_STR(app.args[1], "b"); CHECK_INT(app.command, 1);
    CHECK_INT(parse("fit --train a --num-workers 4"), -1);
    CHECK(strstr(said, "no workers") != NULL);
}
static void refusals(void)
{
    refused("", "usage");
    refused("fti --train x", "did you mean 'fit'");
    refused("fit", "required");
    refused("fit --train x --epochs -1", "[1, 1000], got '-1'");
    refused("fit --train x --epochs 1001", "got '1001'");
    refused("fit --train x --epochs 1.5", "whole number");
    refused("fit --train x --epochs 99999999999999999999", "whole number");
    refused("fit --train x --lr nan", "a number > 0, got 'nan'");
    refused("fit --train x --lr inf", "a number");
    refused("fit --train x --lr 0", "> 0");
    refused("fit --train x --lr", "after it");
    refused("fit --train x --lr --quiet", "after it, got --quiet");
    refused("fit --train x --epcohs 3", "did you mean '--epochs'");
    refused("fit --train x --optimizer adma", "did you mean 'adam'");
    refused("fit --train x --noise 0.5:0.1", "LO <= HI");
    refused("fit --train x --noise 0:2", "[0, 1]");
    refused("fit --train x --scale 0:1", "LO:HI:STEP");
    refused("fit --train x --scale 0:1:-1", "LO:HI:STEP");
    refused("fit --train x --arch 8,x", "whole numbers");
    refused("fit --train x --finetuned a,,b", "list");
    refused("fit --train x --hub.token abc", "environment");
    refused("fit --train x --device cuda", "CPU only");
    refused("fit --train x --device cuda:0", "CPU only");
    refused("fit --train x --no-lr", "unknown option");
    refused("fit --train x --no-stratify=1", "takes no value");
    refused("fit --train x stray", "'stray'");
    refused("merge", "DIR...");
    refused("merge a b c d", "'d'");
    refused("merge a --lr2 3", "ambiguous");
    refused("fit --train x --epochs2", "unknown option");
    refused("fit --train x -z", "unknown option");
}
static void config_files(void)
{
    char line[800];
    static const struct { const char *yaml, *text; } bad[] = {
        { "fit:\n  epcohs: 3\n", "2:3: fit.epcohs: unknown key; did you mean 'fit.epochs'" }, { "fit: 3\n", "expected a map" }, { "fit:\n  epochs: many\n", "whole number" },
        { "fit:\n  epochs: [1, 2]\n", "whole number" }, { "fit:\n  lr: .nan\n", "a number" }, { "noise: {min: 0.1}\n", "min and max" }, { "noise: {min: 0, max: 1, mid: 2}\n", "'mid'" },
        { "hub:\n  token: abc\n", "environment" }, { "fit: [1]\n", "list" }, { "fit:\n  epochs: {a: 1}\n", "got a map" }, { "methods: [meen]\n", "did you mean 'methods.mean'" }, { "a: [\n", "c.yaml" }, { "- 1\n", "map of options" },
        { "fit:\n  optimizer: sdg\n", "did you mean 'sgd'" }, { "quiet: true\n", "unknown key" }
    };
    size_t i;
    const char *path = config("data:\n  file: x.csv\nfit:\n  lr: 0.25\n  epochs: 9\nnoise: {min: 0.1, max: 0.2}\nlayers: [2, 3]\nfinetuned: [p, 'q r']\nstratify: false\nmethods:\n  std: false\n  pca:\n    components: 5\nseed: 8\na:\n  lr2: 3\n");
    (void)snprintf(line, sizeof line, "fit --config %s --epochs 4", path);
    CHECK_INT(parse(line), -1);
    CHECK_NEAR(o.lr, 0.25, 0); CHECK_INT(o.epochs, 4); CHECK_STR(o.train, "x.csv"); CHECK_NEAR(o.noise.min, 0.1, 0); CHECK_INT(o.layers.max, 3); CHECK_STR(o.ft.v[1], "q r"); CHECK_INT(o.strat, 0);
    CHECK_INT(o.mean, 1); CHECK_INT(o.std, 0); CHECK_INT(o.pca, 1); CHECK_INT(o.n_pca, 5); CHECK_INT(app.seed, 8);
    CHECK_INT(nn_app_given(&app, "fit.lr"), 1); CHECK_INT(nn_app_given(&app, "fit.epochs"), 2);
    (void)config("methods: [std, pca]\n");
    (void)snprintf(line, sizeof line, "fit --train x --config %s", path);
    CHECK_INT(parse(line), -1);
    CHECK_INT(o.mean, 0); CHECK_INT(o.std, 1); CHECK_INT(o.pca, 1);
    (void)config("");
    CHECK_INT(parse(line), -1);
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)config(bad[i].yaml);
        refused(line, bad[i].text);
    }
    CHECK_INT(parse("fit --train x --config /nowhere/c.yaml"), 1);
}
static void yaml_comes_back(void)
{
    char line[800];
    const char *y;
    double lr;
    CHECK_INT(parse("fit --train x.csv --lr 0.1 --epochs 3 --finetuned a b --noise 0.1:0.3 --scale 0:2:0.25 --no-stratify --pca --components 7 --seed 77 --weights 1e-5,3 --arch 8"), -1);
    y = nn_app_yaml(&app);
    CHECK(y && strstr(y, "threads") == NULL);
    lr = o.lr;
    (void)snprintf(line, sizeof line, "fit --config %s", config(y ? y : ""));
    CHECK_INT(parse(line), -1);
    CHECK_NEAR(o.lr, lr, 0); CHECK_INT(o.epochs, 3); CHECK_INT(o.ft.n, 2); CHECK_NEAR(o.noise.max, 0.3, 0); CHECK_NEAR(o.scale.hi, 2, 0); CHECK_INT(o.strat, 0); CHECK_INT(o.pca, 1); CHECK_INT(o.n_pca, 7); CHECK_INT(o.split, 77);
    CHECK_NEAR(o.w.v[0], 1e-5, 0);
}
static void help_fits(void)
{
    const char *s = said;
    size_t n = 0, widest = 0;
    CHECK_INT(parse("fit --help"), 0);
    for (; *s; s++) { if (*s == '\n') { if (n > widest) widest = n; n = 0; } else n++; }
    CHECK_MSG(widest <= 80, "help is %zu wide", widest);
    CHECK(strstr(said, "--epochs N") && strstr(said, "default 100") && strstr(said, "1..1000 epochs") && strstr(said, "--train FILE") && !strstr(said, "num_workers"));
    CHECK_INT(parse("--version"), 0);
    CHECK(strstr(said, NN_VERSION) != NULL);
}
static void run_folder(void)
{
    char line[800];
    nn_error e = NN_ZERO;
    nn_arena a = NN_ZERO;
    nn_json *root = NULL;
    (void)snprintf(line, sizeof line, "fit --train x --quiet --json --out %s/run/deep", dir);
    CHECK_INT(parse(line), -1);
    CHECK_STR(nn_app_out_state(&app, ""), "");
    CHECK_OK(nn_app_out_open(&app, "", &e), e);
    CHECK_STR(nn_app_out_state(&app, ""), "running");
    nn_app_keep(&app, "accuracy", 0.5);
    CHECK_OK(nn_file_write(nn_app_path(&app, "w.bin"), "abc", 3, NULL, &e), e);
    nn_app_wrote(&app, nn_app_path(&app, "w.bin"));
    app.json = 0;
    CHECK_INT(nn_app_finish(&app, NULL), 0);
    CHECK_INT(parse(line), -1);
    CHECK_STR(nn_app_out_state(&app, ""), "done");
    CHECK_INT(nn_app_out_open(&app, "", &e), NN_E_ARG);
    CHECK(strstr(e.msg, "holds a run") != NULL);
    CHECK_OK(nn_app_out_open(&app, "other", &e), e);          /* another stem in the same folder */
    app.overwrite = 1;
    CHECK_OK(nn_app_out_open(&app, "", &e), e);
    (void)snprintf(line, sizeof line, "%s/run/deep/metrics.json", dir);
    CHECK_OK(nn_json_read(&root, &a, line, NULL, NULL, &e), e);
    CHECK_NEAR(nn_json_num(nn_json_get(root, "accuracy"), 0), 0.5, 0);
    nn_arena_free(&a);
    CHECK_INT(nn_app_finish(&app, NULL), 0);                  /* gives the locks back */
}
static void plots(void)
{
    static const char *const names[6] = { "a", "b", "c & <d>", "a long category name", "e", "f" };
    double x[40], y[40], lo[40], hi[40], cells[36];
    nn_series s[2];
    nn_plot p;
    size_t i, k, w, h, dark;
    int kind;
    for (i = 0; i < 40; i++) { x[i] = (double)i; y[i] = sin((double)i / 5) + 2; lo[i] = y[i] - 0.2; hi[i] = y[i] + 0.2; if (i < 36) cells[i] = (double)i - 10; }
    y[7] = NAN;
    for (kind = 0; kind <= NN_PLOT_BOX; kind++)
        for (k = 0; k < 3; k++) {
            char *svg;
            unsigned char *px;
            memset(&p, 0, sizeof p);
            memset(s, 0, sizeof s);
            s[0].label = "one <&>"; s[1].label = "two"; s[0].x = s[1].x = x; s[0].y = y; s[1].y = hi; s[0].n = s[1].n = k == 2 ? 0 : kind == NN_PLOT_BAR ? 6 : 40;
            if (k == 1) { s[0].lo = lo; s[0].hi = hi; s[1].dashed = 1; p.log_y = 1; p.diverging = 1; }
            p.kind = (nn_plot_kind)kind; p.title = "title & \"quotes\""; p.x_label = "x"; p.y_label = "y"; p.series = s; p.n_series = 2; p.categories = p.rows = names; p.n_categories = p.n_rows = 6; p.cells = cells;
            svg = nn_plot_svg(&p);
            CHECK(svg != NULL);
            if (svg) {
                CHECK(strncmp(svg, "<svg ", 5) == 0 && strstr(svg, "</svg>") && strstr(svg, "title &amp; &quot;quotes"));
                CHECK_MSG(!strstr(svg, "nan") && !strstr(svg, "inf\""), "kind %d case %zu: a coordinate is not finite", kind, k);
                CHECK(!strstr(svg, "<&>"));
            }
            free(svg);
            px = app_plot_raster(&p, &w, &h);
            CHECK(px != NULL);
            for (i = 0, dark = 0; px && i < 3 * w * h; i++) dark += px[i] < 128;
            CHECK_MSG(dark > 1000 && w == 1440, "kind %d case %zu: %zu dark values", kind, k, dark);
            free(px);
        }
}
/* every printable letter leaves ink, none but the blank is empty */
static void font(void)
{
    int c;
    for (c = 33; c < 127; c++) {
        nn_plot p;
        char t[2];
        unsigned char *px;
        size_t w, h, i, ink = 0;
        t[0] = (char)c; t[1] = 0;
        memset(&p, 0, sizeof p);
        p.title = t; p.width = 60; p.height = 60;
        px = app_plot_raster(&p, &w, &h);
        CHECK(px != NULL);
        for (i = 0; px && i < 3 * w * 56; i++) ink += px[i] < 100;
        CHECK_MSG(ink > 3, "'%c' left %zu dark values", c, ink);
        free(px);
    }
}
static void report(void)
{
    nn_report r;
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    nn_plot p;
    nn_series s;
    double y[3] = { 1, 2, 3 };
    static const char *const col[2] = { "name", "value" }, *const cell[2] = { "<script>alert(1)</script>", "0.5" };
    char path[600], line[700];
    (void)snprintf(line, sizeof line, "fit --train x --out %s/rep", dir);
    CHECK_INT(parse(line), -1);
    CHECK_OK(nn_app_out_open(&app, "", &e), e);
    memset(&p, 0, sizeof p);
    memset(&s, 0, sizeof s);
    s.y = y; s.n = 3; p.series = &s; p.n_series = 1; p.title = "curve";
    nn_report_begin(&r, &app, "A & B", "lead");
    nn_report_figure(&r, "accuracy", "97 %", NULL);
    nn_report_section(&r, "part");
    nn_report_text(&r, "%d < 4", 3);
    nn_report_plot(&r, &p, "curve");
    nn_report_table(&r, "t", col, 2, cell, 1);
    nn_report_pre(&r, "p", "a < b");
    nn_report_file(&r, nn_app_path(&app, "x.csv"), "n");
    (void)snprintf(path, sizeof path, "%s/rep/report.html", dir);
    CHECK_OK(nn_report_end(&r, path, &e), e);
    CHECK_OK(nn_file_read(&b, path, NULL, &e), e);
    if (b.data) {
        const char *t = (const char *)b.data;
        CHECK(strstr(t, "Content-Security-Policy") && strstr(t, "default-src 'none'") && strstr(t, "A &amp; B") && strstr(t, "3 &lt; 4") && strstr(t, "&lt;script&gt;") && strstr(t, "href=\"x.csv\""));
        CHECK(!strstr(t, "<script") && !strstr(t, "src=\"http") && !strstr(t, "url("));
    }
    nn_buf_free(&b);
    (void)snprintf(path, sizeof path, "%s/rep/plots/curve.png", dir);
    {
        nn_tensor img = NN_ZERO;
        CHECK_OK(nn_png_read(&img, path, NULL, &e), e);
        CHECK_INT(img.shape[1], 1440);
        nn_tensor_free(&img);
    }
    CHECK_INT(nn_app_finish(&app, NULL), 0);
}
int main(void)
{
    const char *base = getenv("TMPDIR");
    (void)snprintf(dir, sizeof dir, "%s/nn_app.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(dir)) return 1;
    RUN(defaults_and_flags);
    RUN(refusals);
    RUN(config_files);
    RUN(yaml_comes_back);
    RUN(help_fits);
    RUN(run_folder);
    RUN(plots);
    RUN(font);
    RUN(report);
    nn_arena_free(&app.arena);
    { char cmd[700]; (void)snprintf(cmd, sizeof cmd, "rm -rf '%s'", dir); if (system(cmd) != 0) return 1; }
    return test_report();
}
