/* nn_report.h - a run's page: one self-contained HTML file, in plain C99
 *
 * DOES      Key figures, sections, text, plots with their numbers, tables, links, and at the end the
 *           options, the machine, the hashes and the command to repeat it.
 * DOES NOT  Belong to the six library headers, or load anything from the net: the page is one file.
 * NEEDS     nn_app.h and nn_plot.h beside it, -lm.
 *
 * USE       In the one .c file of a program, after what nn_app.h wants:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_report.h"
 * QUICK START
 *     nn_report r;
 *     nn_report_begin(&r, app, "A run", "what it did, in one sentence");
 *     nn_report_figure(&r, "accuracy", "97 %", NULL);
 *     nn_report_section(&r, "Training");
 *     nn_report_plot(&r, &p, "loss");                  and OUT/plots/loss.png
 *     NN_TRY(nn_report_end(&r, nn_app_path(app, "report.html"), err));
 * SECTIONS  search for [REPORT] [IMPLEMENTATION] */
#ifndef NN_REPORT_H_INCLUDED
#define NN_REPORT_H_INCLUDED
#include "nn_app.h"
#include "nn_plot.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ==== [REPORT] one self-contained HTML file ============================== */
typedef struct nn_report {
    nn_app *app;
    char   *head, *body, *files, *toc;                 /* growing HTML */
    size_t  head_n, head_cap, body_n, body_cap, files_n, files_cap, toc_n, toc_cap;
    int     bad, n_plots, n_sections;
    const char *title, *lead, *base;                   /* base: the page's folder, where its links start */
} nn_report;
/* Order of calls = order on the page. Text is escaped. Lack of memory is remembered and returned by
 * nn_report_end. */
NN_DEF void nn_report_begin(nn_report *r, nn_app *app, const char *title, const char *lead);
/* key figures, on top; note may be NULL */
NN_DEF void nn_report_figure(nn_report *r, const char *label, const char *value, const char *note);
NN_DEF void nn_report_section(nn_report *r, const char *title);
NN_DEF void nn_report_text(nn_report *r, const char *fmt, ...) NN_PRINTF(2, 3);
/* nn_report_plot: the plot, its numbers one click away, and (png not NULL) the file
 * OUT/plots/STEM_png.png as well. */
NN_DEF void nn_report_plot(nn_report *r, const nn_plot *p, const char *png);
/* nn_report_table: cells [n_rows, n_cols] of text, row-major; columns [n_cols]. Numbers are
 * right-aligned. */
NN_DEF void nn_report_table(nn_report *r, const char *title, const char *const *columns,
                            size_t n_cols, const char *const *cells, size_t n_rows);
/* as it is, monospaced */
NN_DEF void nn_report_pre(nn_report *r, const char *title, const char *text);
/* a link to a file that was made */
NN_DEF void nn_report_file(nn_report *r, const char *path, const char *note);
/* nn_report_end: add options, machine, hashes, the command to repeat; write path; free. */
NN_DEF nn_status nn_report_end(nn_report *r, const char *path, nn_error *err);
/* nn_report_drop: free a report that will not be written. */
NN_DEF void nn_report_drop(nn_report *r);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_REPORT_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_REPORT_IMPLEMENTED)
#define NN_REPORT_IMPLEMENTED
#include "nn_app.h"
#include "nn_plot.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [REPORT] ----------------------------------------------------------- */
static NN_UNUSED app_sb app_sb_open(char *s, size_t n, size_t cap, int bad)
{
    app_sb b;
    b.s = s;
    b.n = n;
    b.cap = cap;
    b.bad = bad;
    return b;
}
#define APP_BODY(r) app_sb b = app_sb_open((r)->body, (r)->body_n, (r)->body_cap, (r)->bad)
#define APP_BODY_END(r)        \
    do {                       \
        (r)->body = b.s;       \
        (r)->body_n = b.n;     \
        (r)->body_cap = b.cap; \
        (r)->bad = b.bad;      \
    } while (0)

NN_DEF void nn_report_begin(nn_report *r, nn_app *app, const char *title, const char *lead)
{
    memset(r, 0, sizeof *r);
    r->app = app;
    r->title = nn_app_text(app, "%s", title);
    r->lead = nn_app_text(app, "%s", lead ? lead : "");
    /* a program may write the parts of a run into folders below it */
    r->base = nn_app_text(app, "%s", app->out ? app->out : "");
}
NN_DEF void nn_report_figure(nn_report *r, const char *label, const char *value, const char *note)
{
    app_sb b = app_sb_open(r->head, r->head_n, r->head_cap, r->bad);
    app_sb_str(&b, "<div class=\"key\"><div class=\"k\">");
    app_sb_xml(&b, label);
    app_sb_str(&b, "</div><div class=\"v\">");
    app_sb_xml(&b, value);
    app_sb_str(&b, "</div>");
    if (note && *note) {
        app_sb_str(&b, "<div class=\"n\">");
        app_sb_xml(&b, note);
        app_sb_str(&b, "</div>");
    }
    app_sb_str(&b, "</div>\n");
    r->head = b.s;
    r->head_n = b.n;
    r->head_cap = b.cap;
    r->bad = b.bad;
}
NN_DEF void nn_report_section(nn_report *r, const char *title)
{
    app_sb t = app_sb_open(r->toc, r->toc_n, r->toc_cap, r->bad);
    r->n_sections++;
    app_sb_f(&t, "<li><a href=\"#s%d\">", r->n_sections);
    app_sb_xml(&t, title);
    app_sb_str(&t, "</a></li>\n");
    r->toc = t.s;
    r->toc_n = t.n;
    r->toc_cap = t.cap;
    r->bad = t.bad;
    {
        APP_BODY(r);
        app_sb_f(&b, "<h2 id=\"s%d\">", r->n_sections);
        app_sb_xml(&b, title);
        app_sb_str(&b, "</h2>\n");
        APP_BODY_END(r);
    }
}
NN_DEF void nn_report_text(nn_report *r, const char *fmt, ...)
{
    app_sb t = NN_ZERO;
    va_list ap;
    APP_BODY(r);
    va_start(ap, fmt);
    app_sb_vf(&t, fmt, ap);
    va_end(ap);
    app_sb_str(&b, "<p>");
    if (t.s) app_sb_xml(&b, t.s);
    app_sb_str(&b, "</p>\n");
    if (t.bad) b.bad = 1;
    app_sb_free(&t);
    APP_BODY_END(r);
}
/* a number, a share in %, a number with its interval ("0.81 +- 0.02"), or a dash for none */
static NN_UNUSED int app_report_is_num(const char *s)
{
    double v;
    size_t n = strlen(s), k = strcspn(s, " ");
    if (n > k + 4 && strncmp(s + k, " +- ", 4) == 0) return app_number(s, k, &v);
    return n && (app_number(s, n, &v) || (s[n - 1] == '%' && app_number(s, n - 1, &v)) ||
                 strcmp(s, "nan") == 0 || strcmp(s, "-") == 0);
}
static NN_UNUSED void app_report_cell(app_sb *b, const char *s)
{
    app_sb_str(b, app_report_is_num(s) ? "<td class=\"num\">" : "<td>");
    app_sb_xml(b, s);
    app_sb_str(b, "</td>");
}
static NN_UNUSED void app_report_num(app_sb *b, double v)
{
    char t[48];
    if (v != v) (void)snprintf(t, sizeof t, "-");
    else if (v == floor(v) && fabs(v) < 1e15) (void)snprintf(t, sizeof t, "%.0f", v);
    else (void)snprintf(t, sizeof t, "%.6g", v);
    app_sb_f(b, "<td class=\"num\">%s</td>", t);
}
static NN_UNUSED void app_report_th(app_sb *b, const char *s, int num)
{
    app_sb_str(b, num ? "<th scope=\"col\" class=\"num\">" : "<th scope=\"col\">");
    app_sb_xml(b, s);
    app_sb_str(b, "</th>");
}
/* the numbers behind a plot; long series are cut, and say so */
static NN_UNUSED void app_plot_table(app_sb *b, const nn_plot *p)
{
    size_t s, i, rows = 0, cut = 500, same = 1;
    app_sb_str(b, "<details><summary>Numbers</summary><div class=\"scroll\" tabindex=\"0\" "
                  "role=\"region\" aria-label=\"numbers of the plot\"><table><thead><tr>");
    if (p->kind == NN_PLOT_HEAT) {
        app_report_th(b, p->y_label ? p->y_label : "", 0);
        for (i = 0; i < p->n_categories; i++) app_report_th(b, p->categories ? p->categories[i] : "", 1);
        app_sb_str(b, "</tr></thead><tbody>\n");
        for (s = 0; s < p->n_rows; s++) {
            app_sb_str(b, "<tr><th scope=\"row\">");
            app_sb_xml(b, p->rows ? p->rows[s] : "");
            app_sb_str(b, "</th>");
            for (i = 0; i < p->n_categories; i++) app_report_num(b, p->cells[s * p->n_categories + i]);
            app_sb_str(b, "</tr>\n");
        }
    } else if (p->kind == NN_PLOT_HIST) {
        app_plot_bins k = NN_ZERO;
        app_report_th(b, "from", 1);
        app_report_th(b, "to", 1);
        for (s = 0; s < p->n_series; s++)
            app_report_th(b, p->series[s].label ? p->series[s].label : "count", 1);
        app_sb_str(b, "</tr></thead><tbody>\n");
        if (!app_plot_bins_make(&k, p)) b->bad = 1;
        else
            for (i = 0; i < k.n; i++) {
                app_sb_str(b, "<tr>");
                app_report_num(b, k.lo + k.step * (double)i);
                app_report_num(b, k.lo + k.step * (double)(i + 1));
                for (s = 0; s < p->n_series; s++) app_report_num(b, k.count[s * k.n + i]);
                app_sb_str(b, "</tr>\n");
            }
        free(k.count);
    } else if (p->kind == NN_PLOT_BOX) {
        static const char *const col[7] = { "", "n", "min", "quartile 1", "median", "quartile 3", "max" };
        for (i = 0; i < 7; i++) app_report_th(b, col[i], i > 0);
        app_sb_str(b, "</tr></thead><tbody>\n");
        for (s = 0; s < p->n_series; s++) {
            size_t m;
            double *v = app_plot_sorted(p->series[s].y, p->series[s].n, &m);
            app_sb_str(b, "<tr><th scope=\"row\">");
            app_sb_xml(b, p->series[s].label ? p->series[s].label : "");
            app_sb_str(b, "</th>");
            if (v && m) {
                app_report_num(b, (double)m);
                for (i = 0; i < 5; i++)
                    app_report_num(b, app_plot_quantile(v, m, 0.25 * (double)i));
            }
            app_sb_str(b, "</tr>\n");
            free(v);
        }
    } else {
        int bar = p->kind == NN_PLOT_BAR;
        for (s = 0; s < p->n_series; s++) {
            if (p->series[s].n > rows) rows = p->series[s].n;
            for (i = 0; !bar && same && i < p->series[s].n; i++) {
                double x0 = p->series[0].x && i < p->series[0].n ? p->series[0].x[i] : (double)i,
                       x1 = p->series[s].x ? p->series[s].x[i] : (double)i;
                if (i >= p->series[0].n || x0 != x1) same = 0;
            }
        }
        if (bar || same) {
            app_report_th(b, p->x_label ? p->x_label : bar ? "" : "x", !bar);
            for (s = 0; s < p->n_series; s++) {
                app_report_th(b,
                              p->series[s].label ? p->series[s].label :
                              p->y_label         ? p->y_label :
                                                   "y",
                              1);
                if (p->series[s].lo && p->series[s].hi) {
                    app_report_th(b, "low", 1);
                    app_report_th(b, "high", 1);
                }
            }
            app_sb_str(b, "</tr></thead><tbody>\n");
            for (i = 0; i < rows && i < cut; i++) {
                app_sb_str(b, "<tr>");
                if (bar) {
                    app_sb_str(b, "<th scope=\"row\">");
                    app_sb_xml(b, i < p->n_categories ? p->categories[i] : "");
                    app_sb_str(b, "</th>");
                } else app_report_num(b, p->series[0].x ? p->series[0].x[i] : (double)i);
                for (s = 0; s < p->n_series; s++) {
                    const nn_series *q = &p->series[s];
                    if (i < q->n) app_report_num(b, q->y[i]);
                    else app_sb_str(b, "<td></td>");
                    if (q->lo && q->hi && i < q->n) {
                        app_report_num(b, q->lo[i]);
                        app_report_num(b, q->hi[i]);
                    }
                }
                app_sb_str(b, "</tr>\n");
            }
        } else {
            rows = 0;
            app_report_th(b, "series", 0);
            app_report_th(b, p->x_label ? p->x_label : "x", 1);
            app_report_th(b, p->y_label ? p->y_label : "y", 1);
            app_report_th(b, "low", 1);
            app_report_th(b, "high", 1);
            app_sb_str(b, "</tr></thead><tbody>\n");
            for (s = 0; s < p->n_series; s++)
                for (i = 0; i < p->series[s].n; i++, rows++) {
                    const nn_series *q = &p->series[s];
                    if (rows >= cut) continue;
                    app_sb_str(b, "<tr><td>");
                    app_sb_xml(b, q->label ? q->label : "");
                    app_sb_str(b, "</td>");
                    app_report_num(b, q->x ? q->x[i] : (double)i);
                    app_report_num(b, q->y[i]);
                    if (q->lo && q->hi) {
                        app_report_num(b, q->lo[i]);
                        app_report_num(b, q->hi[i]);
                    } else app_sb_str(b, "<td></td><td></td>");
                    app_sb_str(b, "</tr>\n");
                }
        }
    }
    app_sb_str(b, "</tbody></table></div>");
    if (rows > cut)
        app_sb_f(b, "<p class=\"soft\">the first %lu of %lu rows</p>", (unsigned long)cut,
                 (unsigned long)rows);
    app_sb_str(b, "</details>\n");
}
/* the path of an output as the page sees it; a link to it */
static NN_UNUSED const char *app_report_rel(const nn_report *r, const char *path)
{
    size_t n = strlen(r->base);
    return n && strncmp(path, r->base, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}
static NN_UNUSED void app_report_link(app_sb *b, const nn_report *r, const char *path, const char *text)
{
    const char *s = app_report_rel(r, path);
    /* not below the page: no link that leads there from every place */
    if (s == path && *r->base) { app_sb_xml(b, text ? text : path); return; }
    app_sb_str(b, "<a href=\"");
    /* what would end the path, or start an escape, is escaped */
    for (; *s; s++) {
        if (strchr("%?#\"<>& ", *s)) app_sb_f(b, "%%%02X", (unsigned)(unsigned char)*s);
        else app_sb_add(b, s, 1);
    }
    app_sb_str(b, "\">");
    app_sb_xml(b, text ? text : app_report_rel(r, path));
    app_sb_str(b, "</a>");
}
NN_DEF void nn_report_plot(nn_report *r, const nn_plot *p, const char *png)
{
    int half = p->width > 0 && p->width <= 520;              /* two small ones beside each other */
    char *wide = app_plot_svg(p, 0, "wide"), *narrow = app_plot_svg(p, 1, "narrow");
    nn_app *app = r->app;
    nn_error e = NN_ZERO;
    APP_BODY(r);
    r->n_plots++;
    app_sb_f(&b, "<figure%s>\n", half ? " class=\"half\"" : "");
    if (!wide || !narrow) b.bad = 1;
    else {
        app_sb_str(&b, wide);
        app_sb_str(&b, narrow);
        app_plot_table(&b, p);
    }
    free(wide);
    free(narrow);
    if (png && app->plots) {
        const char *path = nn_app_path(app, "plots/%s%s%s.png", app->stem, *app->stem ? "_" : "", png);
        if (nn_dir_make(nn_app_path(app, "plots"), NULL, &e) != NN_OK ||
            nn_plot_png(p, path, &e) != NN_OK)
            nn_app_lost(app, &e);
        else {
            nn_app_wrote(app, path);
            app_sb_str(&b, "<p class=\"soft\">");
            app_report_link(&b, r, path, "this plot as PNG");
            app_sb_str(&b, "</p>\n");
        }
    }
    app_sb_str(&b, "</figure>\n");
    APP_BODY_END(r);
}
NN_DEF void nn_report_table(nn_report *r, const char *title, const char *const *columns,
                            size_t n_cols, const char *const *cells, size_t n_rows)
{
    size_t i, j;
    APP_BODY(r);
    app_sb_str(&b, "<figure>");
    if (title) { app_sb_str(&b, "<figcaption>"); app_sb_xml(&b, title); app_sb_str(&b, "</figcaption>"); }
    app_sb_str(&b, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    app_sb_xml(&b, title ? title : "table");
    app_sb_str(&b, "\"><table><thead><tr>");
    /* above numbers, a heading stands to the right as they do */
    for (j = 0; j < n_cols; j++) {
        for (i = 0; i < n_rows && (!cells[i * n_cols + j] || !*cells[i * n_cols + j] ||
                                   app_report_is_num(cells[i * n_cols + j]));
             i++) {
        }
        app_report_th(&b, columns[j], n_rows && i == n_rows);
    }
    app_sb_str(&b, "</tr></thead><tbody>\n");
    for (i = 0; i < n_rows; i++) {
        app_sb_str(&b, "<tr>");
        for (j = 0; j < n_cols; j++)
            app_report_cell(&b, cells[i * n_cols + j] ? cells[i * n_cols + j] : "");
        app_sb_str(&b, "</tr>\n");
    }
    app_sb_str(&b, "</tbody></table></div>");
    /* what a table of 480 pixels shows; scroll bars may be hidden */
    if (n_rows > 13)
        app_sb_f(&b, "<p class=\"soft\">%lu rows: scroll the table for the rest</p>",
                 (unsigned long)n_rows);
    app_sb_str(&b, "</figure>\n");
    APP_BODY_END(r);
}
NN_DEF void nn_report_pre(nn_report *r, const char *title, const char *text)
{
    APP_BODY(r);
    app_sb_str(&b, "<figure>");
    if (title) { app_sb_str(&b, "<figcaption>"); app_sb_xml(&b, title); app_sb_str(&b, "</figcaption>"); }
    app_sb_str(&b, "<pre tabindex=\"0\">");
    app_sb_xml(&b, text);
    app_sb_str(&b, "</pre></figure>\n");
    APP_BODY_END(r);
}
NN_DEF void nn_report_file(nn_report *r, const char *path, const char *note)
{
    app_sb b = app_sb_open(r->files, r->files_n, r->files_cap, r->bad);
    app_sb_str(&b, "<li>");
    app_report_link(&b, r, path, NULL);
    if (note && *note) {
        app_sb_str(&b, " <span class=\"soft\">");
        app_sb_xml(&b, note);
        app_sb_str(&b, "</span>");
    }
    app_sb_str(&b, "</li>\n");
    r->files = b.s;
    r->files_n = b.n;
    r->files_cap = b.cap;
    r->bad = b.bad;
}
/* app_report_files: outputs of the run that nobody linked yet; plots are linked where they stand */
static NN_UNUSED void app_report_files(nn_report *r)
{
    app_sb one = NN_ZERO;
    size_t i, shown = 0, left = 0;
    for (i = 0; i < r->app->n_outputs; i++) {
        const char *path = r->app->outputs[i].path;
        one.n = 0;
        app_report_link(&one, r, path, NULL);
        if (one.bad || !one.s) {
            r->bad = 1;
            break;
        }
        if ((r->files && strstr(r->files, one.s)) || strstr(path, "/plots/")) continue;
        if (shown < 20) { nn_report_file(r, path, NULL); shown++; }
        else left++;
    }
    app_sb_free(&one);
    if (left) {
        app_sb b = app_sb_open(r->files, r->files_n, r->files_cap, r->bad);
        app_sb_f(&b, "<li class=\"soft\">and %lu more, listed with their hashes below</li>\n",
                 (unsigned long)left);
        r->files = b.s;
        r->files_n = b.n;
        r->files_cap = b.cap;
        r->bad = b.bad;
    }
}
static const char app_report_css[] =
    ":root{--ink:#1b1f24;--soft:#59626d;--grid:#e1e5ea;--card:#fff;--page:#f4f6f8;--line:#d5dae0;--"
    "link:#0b5cad;"
    "--s0:#0072b2;--s1:#c8500a;--s2:#00805f;--s3:#b0528a;--s4:#b57a00;--s5:#3a9bd5;--s6:#7a4a2b;--"
    "s7:#666}\n"
    "@media "
    "(prefers-color-scheme:dark){:root{--ink:#e8ebef;--soft:#a7b0bb;--grid:#313841;--card:#1b2027;-"
    "-page:#12161b;--line:#343c46;--link:#7cb8f2;"
    "--s0:#56b4e9;--s1:#ff8a4c;--s2:#2fc49a;--s3:#e29ac4;--s4:#efb73e;--s5:#9cd3f5;--s6:#c99a78;--"
    "s7:#b0b0b0}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 "
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\n"
    "main{max-width:860px;margin:0 auto;padding:24px 16px "
    "64px}h1{font-size:1.7rem;line-height:1.2;margin:.2em "
    "0}h1,h2,p,figcaption,.key *{overflow-wrap:anywhere}h2{font-size:1.2rem;margin:2em 0 .6em}\n"
    ".lead{color:var(--soft);margin:.2em 0 1.4em}.soft{color:var(--soft)}a{color:var(--link)}\n"
    ".keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:"
    "1em 0}\n"
    ".key{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px "
    "14px;min-width:0}.key .k{color:var(--soft);font-size:.86rem}.key "
    ".v{font-size:1.45rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere;"
    "line-height:1.25}.key .n{color:var(--soft);font-size:.84rem}\n"
    "figure{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:14px "
    "0;padding:8px 12px;min-width:0}figcaption{font-weight:600;padding:4px 4px 8px}\n"
    "svg{display:block;width:100%;height:auto;font-family:inherit}.narrow{display:none}.half{"
    "display:inline-block;vertical-align:top;width:calc(50% - 5px)}"
    ".toc{columns:2;font-size:.94rem;margin:1em 0;padding-left:1.2em}\n"
    "@media screen and "
    "(max-width:640px){.wide{display:none}.narrow{display:block}.half{display:block;width:auto}."
    "toc{columns:1}.keys{grid-template-columns:repeat(auto-fit,minmax(130px,1fr))}figure{padding:"
    "8px}}\n"
    "details{border-top:1px solid "
    "var(--line);margin-top:6px}summary{cursor:pointer;color:var(--soft);padding:8px "
    "4px;font-size:.9rem}\n"
    ".scroll{overflow:auto;max-height:480px}table{border-collapse:collapse;font-size:.88rem;width:"
    "100%}th,td{padding:5px 10px;border-bottom:1px solid "
    "var(--line);text-align:left;white-space:nowrap}thead "
    "th{position:sticky;top:0;background:var(--card)}.num{text-align:right;font-variant-numeric:"
    "tabular-nums}\n"
    "pre{overflow:auto;font:13px/1.45 "
    "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:4px 0;padding:6px "
    "4px;max-height:560px}pre.cmd{white-space:pre-wrap;overflow-wrap:anywhere}.cmd "
    "span{display:inline-block;max-width:100%}.hash{white-space:normal;overflow-wrap:anywhere;font:"
    "12px/1.4 ui-monospace,Menlo,Consolas,monospace}figure p.soft{margin:2px 4px "
    "4px;font-size:.9rem}ul{padding-left:1.2em}li{overflow-wrap:anywhere}\n"
    "summary:focus-visible,a:focus-visible,[tabindex]:focus-visible{outline:3px solid "
    "var(--s0);outline-offset:2px;border-radius:4px}\n"
    "@media "
    "print{:root{--ink:#1b1f24;--soft:#59626d;--grid:#e1e5ea;--card:#fff;--page:#fff;--line:#"
    "d5dae0;--link:#0b5cad;"
    "--s0:#0072b2;--s1:#c8500a;--s2:#00805f;--s3:#b0528a;--s4:#b57a00;--s5:#3a9bd5;--s6:#7a4a2b;--"
    "s7:#666}body{font-size:11pt}main{max-width:none;padding:0}figure,.key,tr{break-inside:avoid}"
    "h2{break-after:avoid}"
    "figure{break-inside:avoid}.scroll,pre{max-height:none;overflow:visible}pre{white-space:pre-"
    "wrap;overflow-wrap:anywhere}th,td{white-space:normal}thead "
    "th{position:static}.toc{display:none}}\n";

NN_DEF void nn_report_drop(nn_report *r)
{
    free(r->head);
    free(r->body);
    free(r->files);
    free(r->toc);
    memset(r, 0, sizeof *r);
}
NN_DEF nn_status nn_report_end(nn_report *r, const char *path, nn_error *err)
{
    nn_app *app = r->app;
    app_sb b = NN_ZERO;
    const char *yaml = nn_app_yaml(app), *word;
    nn_status s;
    size_t i;
    const char *hex;
    app_report_files(r);
    b.bad = r->bad || !yaml;
    app_sb_str(&b,
               "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
               "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
               "name=\"color-scheme\" content=\"light dark\">\n<title>");
    app_sb_xml(&b, r->title);
    app_sb_str(&b, "</title>\n<style>\n");
    app_sb_str(&b, app_report_css);
    app_sb_str(&b, "</style>\n</head>\n<body>\n<main>\n<h1>");
    app_sb_xml(&b, r->title);
    app_sb_str(&b, "</h1>\n<p class=\"lead\">");
    app_sb_xml(&b, r->lead);
    app_sb_str(&b, "</p>\n");
    if (r->head_n) {
        app_sb_str(&b, "<div class=\"keys\">\n");
        app_sb_add(&b, r->head, r->head_n);
        app_sb_str(&b, "</div>\n");
    }
    if (r->n_sections > 2) {
        app_sb_str(&b, "<nav aria-label=\"on this page\"><ul class=\"toc\">\n");
        app_sb_add(&b, r->toc, r->toc_n);
        app_sb_f(&b, "%s<li><a href=\"#repeat\">How to repeat it</a></li>\n</ul></nav>\n",
                 r->files_n ? "<li><a href=\"#files\">Files</a></li>\n" : "");
    }
    if (r->body_n) app_sb_add(&b, r->body, r->body_n);
    if (r->files_n) {
        app_sb_str(&b, "<h2 id=\"files\">Files</h2>\n<ul>\n");
        app_sb_add(&b, r->files, r->files_n);
        app_sb_str(&b, "</ul>\n");
    }
    app_sb_str(&b, "<h2 id=\"repeat\">How to repeat "
                   "it</h2>\n<figure><figcaption>Command</figcaption><pre class=\"cmd\">");
    /* lines break between words, not at the hyphens of a flag */
    for (word = app->command_line; *word;) {
        size_t n = strcspn(word, " ");
        app_sb_str(&b, "<span>");
        app_sb_xml(&b, nn_app_text(app, "%.*s", (int)n, word));
        app_sb_str(&b, "</span>");
        word += n;
        while (*word == ' ') { app_sb_str(&b, " "); word++; }
    }
    app_sb_str(&b, "</pre></figure>\n<figure><details><summary>Effective options (usable as "
                   "--config)</summary><pre tabindex=\"0\">");
    app_sb_xml(&b, yaml ? yaml : "");
    app_sb_str(
        &b, "</pre></details>\n<details><summary>Machine and hashes</summary><div class=\"scroll\" "
            "tabindex=\"0\" role=\"region\" aria-label=\"machine and hashes\"><table><tbody>\n");
    app_sb_f(&b,
             "<tr><th scope=\"row\">program</th><td>%s %s</td></tr>\n<tr><th "
             "scope=\"row\">seed</th><td>%llu</td></tr>\n<tr><th scope=\"row\">CPU path, "
             "threads</th><td>%s, %d</td></tr>\n"
             "<tr><th scope=\"row\">started</th><td>%s</td></tr>\n<tr><th "
             "scope=\"row\">seconds</th><td>%.2f</td></tr>\n",
             app->program->name, NN_VERSION, (unsigned long long)app->seed, nn_isa_name(),
             app->n_threads, app->started_at, nn_app_seconds() - app->started);
    for (i = 0; i < app->n_outputs; i++)
        if ((hex = app_hash(&app->outputs[i])) == NULL) app_gone(app, &app->outputs[i]);
        else {
            app_sb_str(&b, "<tr><th scope=\"row\">");
            app_sb_xml(&b, app_report_rel(r, app->outputs[i].path));
            app_sb_f(&b, "</th><td class=\"hash\">SHA-256 %s</td></tr>\n", hex);
        }
    app_sb_str(&b, "</tbody></table></div></details></figure>\n</main>\n</body>\n</html>\n");
    s = b.bad || !b.s ? nn_error_set(err, NN_E_NOMEM, "%s: out of memory for the report", path) :
                        app_write(path, b.s, b.n, err);
    if (s == NN_OK) {
        nn_app_wrote(app, path);
        app->report = nn_app_text(app, "%s", path);
    } else app->lost++;                                     /* whoever asked may go on, the run may not */
    app_sb_free(&b);
    nn_report_drop(r);
    return s;
}

#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_REPORT_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE. */
