/* tests/interop/plot_driver.c - a report with every kind of plot at its most awkward, for tests/interop/test_reports.py: long names,
 * many series, log axes, negative bars, intervals, outliers, a gap in a line, one point, whole numbers.
 *     cc -std=c99 -O1 tests/interop/plot_driver.c -o build/plot_driver -lm && build/plot_driver --out DIR */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../../examples/nn_app.h"
#include "../../examples/nn_report.h"

static const nn_app_command command = { "plots", NULL, 0, 0, "draw", "plots" };
static const nn_app_program program = { "plot_driver", "every kind of plot.", NULL, &command, 1, NULL, 0, 1 };
static nn_plot fresh(nn_plot_kind kind, const char *title, const char *x, const char *y, const nn_series *s, size_t n)
{
    nn_plot p;
    memset(&p, 0, sizeof p);
    p.kind = kind; p.title = title; p.x_label = x; p.y_label = y; p.series = s; p.n_series = n;
    return p;
}
int main(int argc, char **argv)
{
    static const char *const names[10] = { "baseline", "baseline_z", "random", "greedy", "reweighing", "untrained", "one_step", "meta_weight_net", "meta_x", "meta" };
    static const char *const reasons[6] = { "passed", "stage1_no_improvement", "target_improvement", "pattern_specific", "other_degradation", "prompt_too_long" };
    static const char *const tensors[4] = { "layers.0.0.weight", "layers.0.0.bias", "layers.1.0.weight", "layers.10.0.weight" };
    static double x[300], y[300], lo[300], hi[300], z[300], cells[100], raw[10][300];
    nn_app app;
    int none = 0, rc = nn_app_begin(&app, &program, &none, argc, argv);
    nn_error e = NN_ZERO;
    nn_series s[10];
    nn_report r;
    nn_plot p;
    size_t i, k;
    if (rc >= 0) return rc;
    if (nn_app_out_open(&app, "", &e) != NN_OK) return nn_app_finish(&app, &e);
    for (i = 0; i < 300; i++) {
        x[i] = (double)i; y[i] = 2 * exp(-(double)i / 60) + 0.05 * sin((double)i); lo[i] = y[i] - 0.15; hi[i] = y[i] + 0.15; z[i] = 0.6 + 1.2 * exp(-(double)i / 30);
        for (k = 0; k < 10; k++) raw[k][i] = sin((double)(i * (k + 3) * 7919 % 1000)) * (double)(k + 1) + (double)(i % (k + 2)) + (i % 97 == 0 ? 12 : 0);
    }
    nn_report_begin(&r, &app, "Every kind of plot", "Lines, points, bars, histograms, heat maps, boxes.");
    nn_report_figure(&r, "kinds", "6", NULL);
    nn_report_section(&r, "Lines");
    memset(s, 0, sizeof s);
    s[0].label = "training loss, mean and 95 % interval"; s[0].x = x; s[0].y = y; s[0].lo = lo; s[0].hi = hi; s[0].n = 300;
    s[1].label = "validation loss"; s[1].x = x; s[1].y = z; s[1].n = 300; s[1].dashed = 1;
    p = fresh(NN_PLOT_LINE, "A title that is long enough that it cannot stand on one line of a telephone, nor on one of the page", "epoch", "cross-entropy (nats)", s, 2);
    p.note = "a note that says at some length how the numbers came about, and what the reader should take from them when reading";
    y[40] = NAN;
    nn_report_plot(&r, &p, "line");
    y[40] = 1;
    p = fresh(NN_PLOT_LINE, "Loss, on a logarithmic scale", "epoch", "loss", s + 1, 1); p.log_y = 1;
    nn_report_plot(&r, &p, "line_log");
    s[2].label = "one"; s[2].x = x + 6; s[2].y = y; s[2].n = 1; s[2].points = 1;
    p = fresh(NN_PLOT_LINE, "One point", "iteration", "accuracy", s + 2, 1);
    nn_report_plot(&r, &p, "line_one");
    nn_report_section(&r, "Points");
    memset(s, 0, sizeof s);
    for (k = 0; k < 10; k++) { s[k].label = names[k]; s[k].x = z + 13 * k; s[k].y = hi + 17 * k; s[k].lo = lo + 17 * k; s[k].hi = hi + 17 * k + 9; s[k].n = 1; }
    p = fresh(NN_PLOT_SCATTER, "Ten methods, with intervals", "DP difference (0 = parity)", "accuracy", s, 10);
    nn_report_plot(&r, &p, "scatter");
    memset(s, 0, sizeof s);
    s[0].x = raw[0]; s[0].y = raw[3]; s[0].n = 300; s[0].label = "rows"; s[1].x = raw[1]; s[1].y = raw[2]; s[1].n = 300; s[1].label = "others";
    p = fresh(NN_PLOT_SCATTER, "Many points", "first", "second", s, 2);
    nn_report_plot(&r, &p, "scatter_many");
    nn_report_section(&r, "Bars");
    memset(s, 0, sizeof s);
    for (i = 0; i < 6; i++) cells[i] = (double)((i * 7 + 3) % 11);
    s[0].y = cells; s[0].n = 6;
    p = fresh(NN_PLOT_BAR, "Attempts by outcome", NULL, "attempts", s, 1); p.categories = reasons; p.n_categories = 6;
    nn_report_plot(&r, &p, "bar_long_names");
    memset(s, 0, sizeof s);
    for (k = 0; k < 3; k++) { s[k].label = names[k]; s[k].y = raw[k]; s[k].n = 10; }
    s[0].lo = raw[4]; s[0].hi = raw[5];
    for (i = 0; i < 10; i++) { raw[4][i] = raw[0][i] - 0.4; raw[5][i] = raw[0][i] + 0.4; }
    p = fresh(NN_PLOT_BAR, "Ups and downs", "method", "change (points)", s, 3); p.categories = names; p.n_categories = 10;
    nn_report_plot(&r, &p, "bar_groups");
    nn_report_section(&r, "Histograms and boxes");
    memset(s, 0, sizeof s);
    s[0].y = raw[6]; s[0].n = 300; s[0].label = "before"; s[1].y = raw[7]; s[1].n = 300; s[1].label = "after";
    p = fresh(NN_PLOT_HIST, "Two distributions", "value", "rows", s, 2);
    nn_report_plot(&r, &p, "hist");
    s[0].n = 9; s[0].label = NULL;
    p = fresh(NN_PLOT_HIST, "Few values", "value", "tasks", s, 1); p.width = 480; p.height = 320;
    nn_report_plot(&r, &p, "hist_small");
    p.title = "Few values again";
    nn_report_plot(&r, &p, "hist_small_2");
    memset(s, 0, sizeof s);
    for (k = 0; k < 10; k++) { s[k].label = names[k]; s[k].y = raw[k]; s[k].n = 300; }
    p = fresh(NN_PLOT_BOX, "Boxes", "method", "figure", s, 10);
    nn_report_plot(&r, &p, "box");
    nn_report_section(&r, "Heat maps");
    for (i = 0; i < 100; i++) cells[i] = sin((double)i * 0.7) * 0.99;
    memset(&p, 0, sizeof p);
    p.kind = NN_PLOT_HEAT; p.title = "Correlations"; p.cells = cells; p.rows = names; p.n_rows = 10; p.categories = names; p.n_categories = 10; p.diverging = 1;
    nn_report_plot(&r, &p, "heat");
    p.title = "Cosine of task vectors"; p.rows = tensors; p.n_rows = 4; p.categories = tensors; p.n_categories = 4; p.diverging = 0; p.x_label = "tensor"; p.y_label = "tensor";
    nn_report_plot(&r, &p, "heat_names");
    if (nn_report_end(&r, nn_app_path(&app, "report.html"), &e) != NN_OK) return nn_app_finish(&app, &e);
    return nn_app_finish(&app, NULL);
}
