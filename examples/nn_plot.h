/* nn_plot.h - plots as SVG and as PNG, for the suite's programs, in plain C99
 *
 * DOES      Lines, points, bars, histograms, heat maps and boxes from one description: an <svg>
 *           element that follows the page's light or dark theme, or 8-bit RGB pixels.
 * DOES NOT  Belong to the six library headers, or know where a plot goes (nn_report.h).
 * NEEDS     nn_app.h beside it (its growing string and its way to write a file), -lm.
 *
 * USE       In the one .c file of a program, after what nn_app.h wants:
 *               #define NN_IMPLEMENTATION
 *               #include "nn_plot.h"
 * QUICK START
 *     nn_series s = NN_ZERO;
 *     nn_plot p = NN_ZERO;
 *     s.y = loss;  s.n = epochs;  s.label = "validation";
 *     p.title = "loss";  p.y_label = "loss (nats)";  p.series = &s;  p.n_series = 1;
 *     NN_TRY(nn_plot_png(&p, nn_app_path(app, "loss.png"), err));
 * SECTIONS  search for [PLOT] [IMPLEMENTATION] */
#ifndef NN_PLOT_H_INCLUDED
#define NN_PLOT_H_INCLUDED
#include "nn_app.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ==== [PLOT] one description, drawn as SVG and as PNG ==================== */
typedef enum nn_plot_kind {
    NN_PLOT_LINE = 0,   /* series of (x, y); lo/hi draw a band                                            */
    NN_PLOT_SCATTER,    /* series of (x, y); lo/hi draw intervals                                         */
    NN_PLOT_BAR,        /* series[s].y[i] over categories[i]; lo/hi draw intervals                        */
    NN_PLOT_HIST,       /* series[s].y = raw values, binned here into `bins`                              */
    NN_PLOT_HEAT,       /* cells [n_rows, n_categories] with values written in them                       */
    NN_PLOT_BOX         /* series[s].y = raw values of one box: quartiles, whiskers at 1.5 IQR, outliers  */
} nn_plot_kind;
typedef struct nn_series {
    const char   *label;            /* legend; NULL = none                                                */
    const double *x, *y;            /* [n]; x NULL = 0, 1, 2, ... NaN breaks a line                       */
    size_t        n;
    const double *lo, *hi;          /* [n] interval around y; NULL = none                                 */
    int           dashed, points;   /* line: dash it (a reference, a baseline), mark its points           */
} nn_series;
typedef struct nn_plot {
    nn_plot_kind       kind;
    const char        *title, *x_label, *y_label;   /* units belong into the labels: "loss (nats)"        */
    const char        *note;                        /* one line below the title; NULL = none              */
    const nn_series   *series;      size_t n_series;
    const char *const *categories;  size_t n_categories;   /* bar: one per bar; heat: columns             */
    const char *const *rows;        size_t n_rows;         /* heat: row names                             */
    const double      *cells;                              /* heat [n_rows, n_categories]                 */
    const char        *format;                      /* heat values: "%.0f"; NULL = "%.2f"                 */
    size_t             bins;                        /* hist: 0 = by Freedman and Diaconis                 */
    int                log_x, log_y;
    int                zero_y;                      /* y axis starts at 0                                 */
    int                diverging;                   /* heat: colours around 0                             */
    double             y_min, y_max;                /* both 0 = from the data                             */
    int                width, height;               /* pixels; 0 = 720 x 400                              */
} nn_plot;
/* nn_plot_png: draw and write a PNG file. nn_plot_svg: the same drawing as an <svg> element in a
 * malloc'd string
 * (free it with free); NULL when memory is out. */
NN_DEF nn_status nn_plot_png(const nn_plot *p, const char *path, nn_error *err);
/* nn_plot_grid_png: n >= 1 plots of one size in one PNG, `across` in a row. */
NN_DEF nn_status nn_plot_grid_png(const nn_plot *plots, size_t n, size_t across, const char *path,
                                  nn_error *err);
NN_DEF char *nn_plot_svg(const nn_plot *p);
/* nn_plot_image: the drawing as an image for nn_events_image: u8 [height, width, 3], twice the
 * plot's size in pixels. */
NN_DEF nn_status nn_plot_image(nn_tensor *image, const nn_plot *p, nn_error *err);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* NN_PLOT_H_INCLUDED */

/* ==== [IMPLEMENTATION] =================================================== */
#if defined(NN_IMPLEMENTATION) && !defined(NN_PLOT_IMPLEMENTED)
#define NN_PLOT_IMPLEMENTED
#include "nn_app.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
NN_FP_BEGIN
#ifdef __cplusplus
extern "C" {
#endif

/* ---- [PLOT] ------------------------------------------------------------- */
/* One layout, two pens: the SVG pen writes elements, the raster pen covers pixels. Colours are
 * roles, so that a page can
 * follow the reader's light or dark theme; the raster pen uses the light one. */
enum { APP_INK = 16, APP_SOFT, APP_GRID, APP_PAPER, APP_RGB };      /* 0..15: series colours */
typedef struct app_color { int role; unsigned rgb; double alpha; } app_color;
typedef struct app_point { double x, y; } app_point;
typedef struct app_box { double x, y, w, h; } app_box;
typedef struct app_span { double lo, hi; } app_span;
/* anchor: -1 left, 0 middle, 1 right; angle in degrees, negative = upwards */
typedef struct app_font { double size, angle; int anchor, bold; } app_font;
typedef struct app_pen {
    app_sb *svg;                  /* SVG pen: text goes here; NULL = raster pen */
    double  w, h, scale;
    size_t  pw, ph;               /* pixels */
    unsigned char *rgb;           /* [ph, pw, 3] */
    int     narrow;               /* SVG for a phone: no tips */
    int     bad;                  /* memory was out: what is drawn is not all */
    float  *mask;                 /* [ph, pw] coverage of the shape in hand */
    size_t  x0, y0, x1, y1;       /* its box */
} app_pen;

/* blue, vermilion, green, purple, orange, sky, brown, grey: told apart by the colour-blind (after
 * Okabe and Ito) */
static const unsigned app_palette[8] = { 0x0072b2, 0xc8500a, 0x00805f, 0xb0528a,
                                         0xb57a00, 0x3a9bd5, 0x7a4a2b, 0x666666 };
static NN_UNUSED app_point app_xy(double x, double y)
{
    app_point q;
    q.x = x;
    q.y = y;
    return q;
}
static NN_UNUSED app_span app_from_to(double lo, double hi)
{
    app_span q;
    q.lo = lo;
    q.hi = hi;
    return q;
}
static NN_UNUSED app_box app_rect(double x, double y, double w, double h)
{
    app_box q;
    q.x = x;
    q.y = y;
    q.w = w;
    q.h = h;
    return q;
}
static NN_UNUSED app_font app_type(double size, int anchor, double angle, int bold)
{
    app_font f;
    f.size = size;
    f.angle = angle;
    f.anchor = anchor;
    f.bold = bold;
    return f;
}
static NN_UNUSED app_color app_pen_role(int role, double alpha)
{
    app_color c;
    c.role = role;
    c.rgb = 0;
    c.alpha = alpha;
    return c;
}
static NN_UNUSED app_color app_pen_rgb(unsigned rgb)
{
    app_color c;
    c.role = APP_RGB;
    c.rgb = rgb;
    c.alpha = 1;
    return c;
}
static NN_UNUSED unsigned app_color_value(app_color c)
{
    switch (c.role) {
    case APP_INK: return 0x1b1f24;
    case APP_SOFT: return 0x59626d;
    case APP_GRID: return 0xe1e5ea;
    case APP_PAPER: return 0xffffff;
    case APP_RGB: return c.rgb;
    default: return app_palette[c.role & 7];
    }
}
static NN_UNUSED const char *app_color_text(app_color c, char *buf)      /* buf [32] */
{
    if (c.role == APP_RGB) (void)snprintf(buf, 32, "#%06x", c.rgb & 0xffffffu);
    else if (c.role == APP_INK) return "var(--ink)";
    else if (c.role == APP_SOFT) return "var(--soft)";
    else if (c.role == APP_GRID) return "var(--grid)";
    else if (c.role == APP_PAPER) return "var(--card)";
    else (void)snprintf(buf, 32, "var(--s%d)", c.role & 7);
    return buf;
}
static NN_UNUSED void app_sb_xml(app_sb *b, const char *s)
{
    for (; *s; s++) {
        switch (*s) {
        case '<': app_sb_str(b, "&lt;"); break;
        case '>': app_sb_str(b, "&gt;"); break;
        case '&': app_sb_str(b, "&amp;"); break;
        case '"': app_sb_str(b, "&quot;"); break;
        default: if ((unsigned char)*s >= 0x20 || *s == '\n' || *s == '\t') app_sb_add(b, s, 1);
        }
    }
}

/* -- raster: coverage, then one blend per shape -- */
static NN_UNUSED void app_pen_cover(app_pen *p, double x, double y, double c)
{
    size_t ix, iy;
    float *m;
    if (x < 0 || y < 0 || c <= 0) return;
    ix = (size_t)x;
    iy = (size_t)y;
    if (ix >= p->pw || iy >= p->ph) return;
    m = &p->mask[iy * p->pw + ix];
    if (*m < (float)c) *m = (float)(c > 1 ? 1 : c);
    if (ix < p->x0) p->x0 = ix;
    if (iy < p->y0) p->y0 = iy;
    if (ix > p->x1) p->x1 = ix;
    if (iy > p->y1) p->y1 = iy;
}
static NN_UNUSED void app_pen_blend(app_pen *p, app_color c)
{
    unsigned v = app_color_value(c);
    int rgb[3], k;
    size_t x, y;
    float alpha = (float)c.alpha;
    rgb[0] = (int)(v >> 16 & 255);
    rgb[1] = (int)(v >> 8 & 255);
    rgb[2] = (int)(v & 255);
    for (y = p->y0; y <= p->y1 && y < p->ph; y++)
        for (x = p->x0; x <= p->x1 && x < p->pw; x++) {
            float *m = &p->mask[y * p->pw + x];
            if (*m * alpha >= 1)
                for (k = 0; k < 3; k++)
                    p->rgb[(y * p->pw + x) * 3 + (size_t)k] = (unsigned char)rgb[k];
            else if (*m > 0)
                for (k = 0; k < 3; k++) {
                    unsigned char *d = &p->rgb[(y * p->pw + x) * 3 + (size_t)k];
                    *d = (unsigned char)((float)*d + *m * alpha * (float)(rgb[k] - *d) + 0.5f);
                }
            *m = 0;
        }
    p->x0 = p->pw;
    p->y0 = p->ph;
    p->x1 = p->y1 = 0;
}
/* a stroke with round ends: coverage falls off over one pixel around the edge */
static NN_UNUSED void app_cover_line(app_pen *p, double ax, double ay, double bx, double by, double width)
{
    double r = width / 2, x, y, dx = bx - ax, dy = by - ay, len2 = dx * dx + dy * dy;
    double x0 = (ax < bx ? ax : bx) - r - 1, x1 = (ax > bx ? ax : bx) + r + 1,
           y0 = (ay < by ? ay : by) - r - 1, y1 = (ay > by ? ay : by) + r + 1;
    double w = (double)p->pw, h = (double)p->ph;
    x0 = floor(x0 < 0 ? 0 : x0);
    y0 = floor(y0 < 0 ? 0 : y0);
    if (x1 > w) x1 = w;
    if (y1 > h) y1 = h;
    for (y = y0; y < y1; y++) {
        double xa = x0, xb = x1;
        if (fabs(dy) > 4) {          /* long slopes: only the pixels near the line in this row */
            double t0 = (y - ay) / dy, t1 = (y + 1 - ay) / dy, m = (r + 2) * sqrt(len2) / fabs(dy),
                   a = ax + dx * (t0 < t1 ? t0 : t1), b = ax + dx * (t0 < t1 ? t1 : t0);
            double lo = (a < b ? a : b) - m, hi = (a < b ? b : a) + m;
            if (lo > xa) xa = floor(lo);
            if (hi < xb) xb = hi;
        }
        for (x = xa; x < xb; x++) {
            double px = x + 0.5 - ax, py = y + 0.5 - ay,
                   t = len2 > 0 ? (px * dx + py * dy) / len2 : 0, ex, ey;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            ex = px - t * dx;
            ey = py - t * dy;
            app_pen_cover(p, x, y, r + 0.5 - sqrt(ex * ex + ey * ey));
        }
    }
}
/* a polygon (even-odd): four sub-rows, exact coverage along each */
static NN_UNUSED void app_cover_poly(app_pen *p, const double *xy, size_t n)
{
    double ymin = 1e30, ymax = -1e30, y, cross[64];
    size_t i, k, j, row;
    for (i = 0; i < n; i++) {
        if (xy[2 * i + 1] < ymin) ymin = xy[2 * i + 1];
        if (xy[2 * i + 1] > ymax) ymax = xy[2 * i + 1];
    }
    if (ymin < 0) ymin = 0;
    if (ymax > (double)p->ph) ymax = (double)p->ph;
    for (row = (size_t)ymin; (double)row < ymax; row++) {
        for (k = 0; k < 4; k++) {
            size_t m = 0;
            y = (double)row + ((double)k + 0.5) / 4;
            for (i = 0; i < n && m < 64; i++) {
                const double *a = xy + 2 * i, *b = xy + 2 * ((i + 1) % n);
                if ((a[1] <= y) != (b[1] <= y))
                    cross[m++] = a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
            }
            for (i = 1; i < m; i++) {
                double v = cross[i];
                for (j = i; j > 0 && cross[j - 1] > v; j--) cross[j] = cross[j - 1];
                cross[j] = v;
            }
            for (i = 0; i + 1 < m; i += 2) {
                double a = cross[i] < 0 ? 0 : cross[i],
                       b = cross[i + 1] > (double)p->pw ? (double)p->pw : cross[i + 1];
                float *line = p->mask + row * p->pw, c;
                size_t ix, first, last;
                if (!(a < b)) continue;
                first = (size_t)a;
                last = (size_t)b; /* a part of the first and the last
                                                              pixel, all of those between */
                c = (float)((last == first ? b : (double)first + 1) - a) / 4;
                line[first] += c;
                for (ix = first + 1; ix < last; ix++) line[ix] += 0.25f;
                if (last > first && last < p->pw) line[last] += (float)(b - (double)last) / 4;
                if (first < p->x0) p->x0 = first;
                if (last > p->x1) p->x1 = last;
                if (row < p->y0) p->y0 = row;
                if (row > p->y1) p->y1 = row;
            }
        }
    }
}

/* -- the font: strokes on a grid, y 0 = top of capitals, 6 = baseline, 8 = below it; '~' curves
 * through the corners of
 *    what follows; '|' lifts the pen. Drawn for this file. First digit: width. -- */
static const char *const app_glyphs[96] = {
    "2", "000 04|06 06", "200 02|20 22", "410 16|30 36|02 42|04 44",
    "4~41 40 00 03 43 46 06 05|2~27", "4~00 20 22 02 00|~24 44 46 26 24|40 06",
    "446 11 ~11 20 31 33 04 06 26 44", "000 02", "2~20 00 07 27", "2~00 20 27 07",
    "420 24|01 43|41 03", "404 44|22 26", "116 07", "204 24", "006 06", "307 30",
    "4~00 40 46 06 00", "201 20 26", "4~01 00 40 43 06|06 46", "4~01 00 40 43 23|~23 43 46 06 05",
    "436 30 04 44", "440 00 03|~03 02 42 46 06 05", "4~30 00 06 46 42 02 04", "400 40 16",
    "4~00 40 43 03 00|~03 43 46 06 03", "4~16 46 40 00 04 44 42", "003 03|06 06", "113 13|16 07",
    "332 04 36", "403 43|05 45", "302 34 06", "4~01 00 40 43 23|23 24|26 26",
    "4~43 33 13 14 25 34 33|33 35 45 ~45 40 00 06 36", "406 20 46|14 34",
    "406 00|~00 20 40 43 23 03|~03 23 43 46 26 06", "4~41 40 00 06 46 45",
    "406 00|~00 20 40 46 26 06", "440 00 06 46|03 33", "440 00 06|03 33",
    "4~41 40 00 06 46 43|43 23", "400 06|40 46|03 43", "000 06", "330 34|~34 36 06 05",
    "400 06|40 03 46", "400 06 46", "406 00 23 40 46", "406 00 46 40", "4~00 40 46 06 00",
    "406 00|~00 20 40 43 23 03", "4~00 40 46 06 00|24 47", "406 00|~00 20 40 43 23 03|23 46",
    "4~41 40 00 03 43 46 06 05", "400 40|20 26", "400 03|~03 06 46 43|43 40", "400 26 40",
    "600 16 31 56 60", "400 46|40 06", "400 23 40|23 26", "400 40 06 46", "220 00 07 27",
    "300 37", "200 20 27 07", "402 20 42", "407 47", "200 11", "3~02 32 36 06 02|32 36",
    "300 06|~02 32 36 06 02", "3~33 32 02 06 36 35", "330 36|~02 32 36 06 02",
    "304 34|~34 32 02 06 36 35", "2~20 10 12|12 16|02 22", "3~02 32 36 06 02|32 36|~36 38 08 07",
    "300 06|~04 02 32 34|34 36", "002 06|00 00", "112 16|~16 18 08|10 10", "300 06|32 04 36",
    "000 06", "402 06|~04 02 22 24|24 26|~24 22 42 44|44 46", "302 06|~04 02 32 34|34 36",
    "3~02 32 36 06 02", "302 08|~02 32 36 06 02", "332 38|~02 32 36 06 02", "202 06|~04 02 22",
    "3~33 32 02 04 34 36 06 05", "210 15|~15 16 26|02 22", "302 04|~04 06 36 34|32 36",
    "402 26 42", "402 16 23 36 42", "302 36|32 06", "402 26|42 18", "302 32 06 36",
    "2~20 10 13 03|~03 13 17 27", "000 07", "2~00 10 13 23|~23 13 17 07", "4~04 03 23 25 45 44",
    "4"
};
static NN_UNUSED double app_glyph_width(unsigned char c)
{
    /* bytes that continue a UTF-8 letter take no room */
    if (c < 32 || c > 126) return (c & 0xc0) == 0x80 ? 0 : 6;
    return (double)(app_glyphs[c - 32][0] - '0') + (c == ' ' ? 1.4 : 2.0);
}
#define APP_UNIT 0.118       /* grid units per font size */
static NN_UNUSED double app_plot_text_width(const char *s, double size)
{
    double w = 0;
    for (; *s; s++) w += app_glyph_width((unsigned char)*s);
    return w > 0 ? (w - 2) * APP_UNIT * size : 0;
}
static NN_UNUSED void app_stroke_text(app_pen *p, app_point from, const char *s, double size,
                                      double angle, double weight)
{
    const double x = from.x, y = from.y;
    double u = APP_UNIT * size * p->scale, ca = cos(angle), sa = sin(angle), at = 0;
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        const char *g = c >= 32 && c <= 126 ? app_glyphs[c - 32] + 1 :
                        (c & 0xc0) == 0x80  ? "" :
                                              "00 40 46 06 00";
        double pt[2 * 24], q[2 * 24 * 8];
        while (*g) {
            size_t n = 0, m = 0, i, k;
            int curve = 0, closed;
            if (*g == '~') { curve = 1; g++; }
            while (*g && *g != '|' && n < 24) {
                /* straight so far, a curve from here: close enough as a curve */
                if (*g == '~') { curve = 2; g++; continue; }
                if (*g == ' ') { g++; continue; }
                pt[2 * n] = (double)(g[0] - '0');
                pt[2 * n + 1] = (double)(g[1] - '0');
                n++;
                g += 2;
            }
            if (*g == '|') g++;
            if (!n) continue;
            closed = n > 2 && pt[0] == pt[2 * n - 2] && pt[1] == pt[2 * n - 1];
            if (!curve || n < 3) { for (i = 0; i < 2 * n; i++) q[i] = pt[i]; m = n; }
            else {                                /* quadratic B-spline: corners are control points */
                size_t segs = closed ? n - 1 : n - 2;
                for (i = 0; i < segs; i++) {
                    const double *b = pt + 2 * (i + 1), *a = pt + 2 * i,
                                 *d = closed && i + 2 >= n ? pt + 2 : pt + 2 * (i + 2);
                    double ax = closed || i > 0 ? (a[0] + b[0]) / 2 : a[0],
                           ay = closed || i > 0 ? (a[1] + b[1]) / 2 : a[1];
                    double dx = closed || i + 1 < segs ? (b[0] + d[0]) / 2 : d[0],
                           dy = closed || i + 1 < segs ? (b[1] + d[1]) / 2 : d[1];
                    for (k = i ? 1 : 0; k <= 6; k++) {
                        double t = (double)k / 6, v = 1 - t;
                        q[2 * m] = v * v * ax + 2 * v * t * b[0] + t * t * dx;
                        q[2 * m + 1] = v * v * ay + 2 * v * t * b[1] + t * t * dy;
                        m++;
                    }
                }
            }
            for (i = 0; i < m; i++) {
                size_t j = i + 1 < m ? i + 1 : i;
                double ax = (at + q[2 * i]) * u, ay = (q[2 * i + 1] - 6) * u,
                       bx = (at + q[2 * j]) * u, by = (q[2 * j + 1] - 6) * u;
                if (j == i && m > 1) break;
                app_cover_line(p, x * p->scale + ax * ca - ay * sa,
                               y * p->scale + ax * sa + ay * ca, x * p->scale + bx * ca - by * sa,
                               y * p->scale + bx * sa + by * ca,
                               (size * 0.095 * weight + 0.15) * p->scale);
            }
        }
        at += app_glyph_width(c);
    }
}

/* -- primitives -- */
static NN_UNUSED void app_pen_line(app_pen *p, app_point a, app_point b, app_color c, double width)
{
    char t[32];
    if (p->svg) {
        app_sb_f(p->svg, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" stroke-width=\"%.2g\"", a.x,
                 a.y, b.x, b.y, app_color_text(c, t), width);
        if (c.alpha < 1) app_sb_f(p->svg, " opacity=\"%.2g\"", c.alpha);
        app_sb_str(p->svg, "/>\n");
        return;
    }
    app_cover_line(p, a.x * p->scale, a.y * p->scale, b.x * p->scale, b.y * p->scale,
                   width * p->scale);
    app_pen_blend(p, c);
}
static NN_UNUSED void app_pen_polyline(app_pen *p, const double *xy, size_t n, app_color c, double width, int dashed)
{
    char t[32];
    size_t i;
    if (n < 2) return;
    if (p->svg) {
        app_sb_str(p->svg, "<path d=\"");
        for (i = 0; i < n; i++) app_sb_f(p->svg, "%c%.1f %.1f", i ? 'L' : 'M', xy[2 * i], xy[2 * i + 1]);
        app_sb_f(p->svg,
                 "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.2g\" stroke-linejoin=\"round\" "
                 "stroke-linecap=\"round\"%s/>\n",
                 app_color_text(c, t), width, dashed ? " stroke-dasharray=\"6 5\"" : "");
        return;
    }
    {
        double phase = 0;
        for (i = 0; i + 1 < n; i++) {
            double ax = xy[2 * i], ay = xy[2 * i + 1], dx = xy[2 * i + 2] - ax,
                   dy = xy[2 * i + 3] - ay, len = sqrt(dx * dx + dy * dy), at = 0;
            if (!dashed || len == 0) {
                app_cover_line(p, ax * p->scale, ay * p->scale, (ax + dx) * p->scale,
                               (ay + dy) * p->scale, width * p->scale);
                continue;
            }
            while (at < len) {
                double in = fmod(phase, 11.0), run = in < 6 ? 6 - in : 11 - in,
                       to = at + run < len ? at + run : len;
                if (in < 6)
                    app_cover_line(p, (ax + dx * at / len) * p->scale,
                                   (ay + dy * at / len) * p->scale, (ax + dx * to / len) * p->scale,
                                   (ay + dy * to / len) * p->scale, width * p->scale);
                phase += to - at;
                at = to > at ? to : len;
            }
        }
        app_pen_blend(p, c);
    }
}
static NN_UNUSED void app_pen_poly(app_pen *p, double *xy, size_t n, app_color c)
{
    char t[32];
    size_t i;
    if (n < 3) return;
    if (p->svg) {
        app_sb_str(p->svg, "<path d=\"");
        for (i = 0; i < n; i++) app_sb_f(p->svg, "%c%.1f %.1f", i ? 'L' : 'M', xy[2 * i], xy[2 * i + 1]);
        app_sb_f(p->svg, "Z\" fill=\"%s\" fill-opacity=\"%.2g\"/>\n", app_color_text(c, t), c.alpha);
        return;
    }
    for (i = 0; i < 2 * n; i++) xy[i] *= p->scale;
    app_cover_poly(p, xy, n);
    app_pen_blend(p, c);
}
/* tip: what a pointer sees (SVG), NULL = nothing */
static NN_UNUSED void app_pen_rect(app_pen *p, app_box box, app_color c, const char *tip)
{
    const double x = box.x, y = box.y, w = box.w, h = box.h;
    char t[32];
    double q[8];
    if (w <= 0 || h <= 0) return;
    if (p->svg) {
        app_sb_f(p->svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"",
                 x, y, w, h, app_color_text(c, t));
        if (c.alpha < 1) app_sb_f(p->svg, " fill-opacity=\"%.2g\"", c.alpha);
        if (tip && !p->narrow) {
            app_sb_str(p->svg, "><title>");
            app_sb_xml(p->svg, tip);
            app_sb_str(p->svg, "</title></rect>\n");
        } else app_sb_str(p->svg, "/>\n");
        return;
    }
    q[0] = x;
    q[1] = y;
    q[2] = x + w;
    q[3] = y;
    q[4] = x + w;
    q[5] = y + h;
    q[6] = x;
    q[7] = y + h;
    app_pen_poly(p, q, 4, c);
}
static NN_UNUSED void app_pen_dot(app_pen *p, double x, double y, double r, app_color c, const char *tip)
{
    char t[32];
    if (p->svg) {
        app_sb_f(p->svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\"", x, y, r,
                 app_color_text(c, t));
        if (c.alpha < 1) app_sb_f(p->svg, " fill-opacity=\"%.2g\"", c.alpha);
        if (tip && !p->narrow) {
            app_sb_str(p->svg, "><title>");
            app_sb_xml(p->svg, tip);
            app_sb_str(p->svg, "</title></circle>\n");
        } else app_sb_str(p->svg, "/>\n");
        return;
    }
    app_cover_line(p, x * p->scale, y * p->scale, x * p->scale, y * p->scale, 2 * r * p->scale);
    app_pen_blend(p, c);
}
/* the mark of series s: circle, square, triangle, diamond in turn, so that it is told by shape as
 * well as by colour; the ninth series
 * has the first one's colour in another shape */
static NN_UNUSED void app_pen_mark(app_pen *p, app_point at, double r, size_t s, app_color c,
                                   const char *tip)
{
    const double x = at.x, y = at.y;
    static const double corner[3][8] = { { -0.89, -0.89, 0.89, -0.89, 0.89, 0.89, -0.89, 0.89 },
                                         { 0, -1.25, 1.15, 0.85, -1.15, 0.85 },
                                         { 0, -1.3, 1.3, 0, 0, 1.3, -1.3, 0 } };
    size_t shape = (s + s / 8) % 4, n = shape == 2 ? 3 : 4, i;
    char t[32];
    double q[8];
    if (shape == 0) { app_pen_dot(p, x, y, r, c, tip); return; }
    for (i = 0; i < n; i++) {
        q[2 * i] = x + r * corner[shape - 1][2 * i];
        q[2 * i + 1] = y + r * corner[shape - 1][2 * i + 1];
    }
    if (!p->svg) { app_pen_poly(p, q, n, c); return; }
    app_sb_f(p->svg, "<path d=\"M%.1f %.1f", q[0], q[1]);
    for (i = 1; i < n; i++) app_sb_f(p->svg, "L%.1f %.1f", q[2 * i], q[2 * i + 1]);
    app_sb_f(p->svg, "Z\" fill=\"%s\"", app_color_text(c, t));
    if (c.alpha < 1) app_sb_f(p->svg, " fill-opacity=\"%.2g\"", c.alpha);
    if (tip && !p->narrow) {
        app_sb_str(p->svg, "><title>");
        app_sb_xml(p->svg, tip);
        app_sb_str(p->svg, "</title></path>\n");
    } else app_sb_str(p->svg, "/>\n");
}
static NN_UNUSED void app_pen_text(app_pen *p, app_point at, const char *s, app_font font, app_color c)
{
    const double x = at.x, y = at.y, size = font.size, angle = font.angle;
    const int anchor = font.anchor, bold = font.bold;
    char t[32];
    double w, a = angle * 3.14159265358979 / 180;
    if (p->svg) {
        app_sb_f(p->svg, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.3g\" fill=\"%s\"%s%s", x, y,
                 size, app_color_text(c, t),
                 anchor < 0 ? "" :
                 anchor     ? " text-anchor=\"end\"" :
                              " text-anchor=\"middle\"",
                 bold ? " font-weight=\"600\"" : "");
        if (angle != 0) app_sb_f(p->svg, " transform=\"rotate(%.3g %.1f %.1f)\"", angle, x, y);
        app_sb_str(p->svg, ">");
        app_sb_xml(p->svg, s);
        app_sb_str(p->svg, "</text>\n");
        return;
    }
    w = app_plot_text_width(s, size) * (anchor < 0 ? 0 : anchor ? 1 : 0.5);
    app_stroke_text(p, app_xy(x - w * cos(a), y - w * sin(a)), s, size, a, bold ? 1.35 : 1.0);
    app_pen_blend(p, c);
}

/* -- axes -- */
typedef struct app_plot_axis { double lo, hi, p0, p1, step; int log; } app_plot_axis;
static NN_UNUSED double app_axis_at(const app_plot_axis *a, double v)
{
    double lo = a->log ? log10(a->lo) : a->lo, hi = a->log ? log10(a->hi) : a->hi,
           x = a->log ? log10(v > 0 ? v : a->lo) : v;
    return a->p0 + (x - lo) / (hi - lo) * (a->p1 - a->p0);
}
static NN_UNUSED double app_nice_step(double span, int want)
{
    double raw = span / (want > 0 ? want : 1), mag = pow(10, floor(log10(raw))), f = raw / mag;
    return (f <= 1.0001 ? 1 : f <= 2.0001 ? 2 : f <= 5.0001 ? 5 : 10) * mag;
}
/* want: ticks, about; widen: end on ticks; whole: the values are whole numbers, and so are the
 * ticks */
static NN_UNUSED void app_axis_make(app_plot_axis *a, app_span span, int log, int want, int widen,
                                    int whole)
{
    double lo = span.lo, hi = span.hi;
    a->log = log && lo > 0;
    if (!(lo <= hi)) { lo = 0; hi = 1; }
    if (a->log) {
        static const double part[4] = { 1, 2, 5, 10 };
        double l = floor(log10(lo) + 1e-9), h = ceil(log10(hi) - 1e-9);
        int i;
        if (h <= l) h = l + 1;
        a->lo = pow(10, l);
        a->hi = pow(10, h);
        a->step = ceil((h - l) / want);
        if (h - l > 2.5) return;
        a->step = 0;                                        /* few decades: ticks at 1, 2, 5, and
                                                               the ends there, too */
        for (i = 0; i < 4; i++) if (part[i] * pow(10, l) <= lo * (1 + 1e-9)) a->lo = part[i] * pow(10, l);
        for (i = 3; i >= 0; i--)
            if (part[i] * pow(10, h - 1) >= hi * (1 - 1e-9)) a->hi = part[i] * pow(10, h - 1);
        if (a->hi <= a->lo * (1 + 1e-9)) { a->lo = pow(10, l); a->hi = pow(10, h); }
        return;
    }
    if (hi - lo < 1e-12 * (fabs(hi) + fabs(lo)) || hi == lo) {
        double d = hi != 0 ? fabs(hi) * 0.1 : 1;
        lo -= d;
        hi += d;
    }
    a->step = app_nice_step(hi - lo, want);
    if (whole && a->step < 1) a->step = 1;
    if (widen) { lo = floor(lo / a->step + 1e-9) * a->step; hi = ceil(hi / a->step - 1e-9) * a->step; }
    a->lo = lo; a->hi = hi;
}
static NN_UNUSED size_t app_axis_ticks(const app_plot_axis *a, double *out, size_t cap)
{
    size_t n = 0;
    if (a->log) {
        double e, h = log10(a->hi) + 1e-9;
        if (a->step > 0)
            for (e = log10(a->lo); e <= h && n < cap; e += a->step)
                out[n++] = pow(10, floor(e + 0.5));
        else for (e = floor(log10(a->lo)); e <= h; e++) {
            static const double part[3] = { 1, 2, 5 };
            size_t i;
            for (i = 0; i < 3; i++) {
                double v = part[i] * pow(10, e);
                if (n < cap && v >= a->lo * (1 - 1e-9) && v <= a->hi * (1 + 1e-9)) out[n++] = v;
            }
        }
    } else {
        double k, k0 = ceil(a->lo / a->step - 1e-9), k1 = floor(a->hi / a->step + 1e-9);
        for (k = k0; k <= k1 && n < cap; k++) out[n++] = k * a->step;
    }
    return n;
}
static NN_UNUSED void app_tick_text(char *buf, size_t cap, double v, const app_plot_axis *a)
{
    int d = 0;
    double s = a->step;
    if (a->log) { (void)snprintf(buf, cap, "%g", v); return; }
    if (fabs(v) < 1e-9 * s) v = 0;
    if (fabs(v) >= 1e6 || (s < 1e-4 && v != 0)) { (void)snprintf(buf, cap, "%.3g", v); return; }
    while (d < 8 && fabs(s - floor(s + 0.5)) > 1e-6 * s) { s *= 10; d++; }
    (void)snprintf(buf, cap, "%.*f", d, v);
}
static NN_UNUSED int app_plot_finite(double v) { return v - v == 0; }
static NN_UNUSED void app_plot_span(double v, double *lo, double *hi)
{
    if (app_plot_finite(v)) {
        if (v < *lo) *lo = v;
        if (v > *hi) *hi = v;
    }
}

static NN_UNUSED int app_plot_cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}
/* sorted copy of the finite values; NULL when memory is out or there are none */
static NN_UNUSED double *app_plot_sorted(const double *y, size_t n, size_t *m)
{
    double *s = (double *)malloc((n + 1) * sizeof *s);
    size_t i;
    *m = 0;
    if (!s) return NULL;
    for (i = 0; i < n; i++) if (app_plot_finite(y[i])) s[(*m)++] = y[i];
    qsort(s, *m, sizeof *s, app_plot_cmp);
    return s;
}
static NN_UNUSED double app_plot_quantile(const double *s, size_t n, double q)
{
    double p = q * (double)(n - 1);
    size_t i = (size_t)p;
    return i + 1 < n ? s[i] + (p - (double)i) * (s[i + 1] - s[i]) : s[n - 1];
}
/* count [n_series, n] */
typedef struct app_plot_bins { double lo, step; size_t n; double *count; } app_plot_bins;
static NN_UNUSED int app_plot_bins_make(app_plot_bins *b, const nn_plot *p)
{
    double lo = 1e300, hi = -1e300, width = 0;
    size_t s, i, n = 0;
    for (s = 0; s < p->n_series; s++)
        for (i = 0; i < p->series[s].n; i++) app_plot_span(p->series[s].y[i], &lo, &hi);
    if (!(lo <= hi)) { lo = 0; hi = 1; }
    if (lo == hi) { lo -= 0.5; hi += 0.5; }
    n = p->bins;
    /* Freedman and Diaconis (1981): 2 IQR n^(-1/3) */
    if (!n && p->n_series) {
        size_t m;
        double *t = app_plot_sorted(p->series[0].y, p->series[0].n, &m);
        if (!t) return 0;
        if (t && m > 1)
            width = 2 * (app_plot_quantile(t, m, 0.75) - app_plot_quantile(t, m, 0.25)) *
                    pow((double)m, -1.0 / 3);
        free(t);
        n = width > 0 ? (size_t)((hi - lo) / width) + 1 : 10;
        if (n < 5) n = 5;
        if (n > 60) n = 60;
    }
    b->step = p->bins ? (hi - lo) / (double)n : app_nice_step(hi - lo, (int)n);
    b->lo = p->bins ? lo : floor(lo / b->step) * b->step;
    b->n = p->bins ? n : (size_t)(floor((hi - b->lo) / b->step) + 1);
    b->count = (double *)calloc(b->n * (p->n_series ? p->n_series : 1), sizeof *b->count);
    if (!b->count) return 0;
    for (s = 0; s < p->n_series; s++)
        for (i = 0; i < p->series[s].n; i++) {
            double v = p->series[s].y[i];
            size_t k;
            if (!app_plot_finite(v)) continue;
            k = (size_t)((v - b->lo) / b->step);
            if (k >= b->n) k = b->n - 1;
            b->count[s * b->n + k] += 1;
        }
    return 1;
}
static NN_UNUSED unsigned app_plot_mix(unsigned a, unsigned b, double t)
{
    unsigned r = 0, k;
    for (k = 0; k < 3; k++) {
        double x = (double)(a >> (8 * k) & 255), y = (double)(b >> (8 * k) & 255);
        r |= ((unsigned)(x + t * (y - x) + 0.5) & 255u) << (8 * k);
    }
    return r;
}
static NN_UNUSED unsigned app_plot_heat(double t, int diverging)
{
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    if (diverging)
        return t < 0.5 ? app_plot_mix(0x1f5fa8, 0xf4f4f2, t * 2) :
                         app_plot_mix(0xf4f4f2, 0xb5500e, t * 2 - 1);
    return t < 0.5 ? app_plot_mix(0xf1f6fb, 0x6aa8d8, t * 2) : app_plot_mix(0x6aa8d8, 0x0a3566, t * 2 - 1);
}
static NN_UNUSED int app_plot_dark(unsigned rgb)
{
    return 0.299 * (double)(rgb >> 16 & 255) + 0.587 * (double)(rgb >> 8 & 255) +
               0.114 * (double)(rgb & 255) <
           140;
}
/* a label cut to the room there is */
static NN_UNUSED const char *app_fit_text(char *buf, size_t cap, const char *s, double room, double size)
{
    size_t n;
    (void)snprintf(buf, cap, "%s", s);
    n = strlen(buf);
    while (n > 3 && app_plot_text_width(buf, size) > room) {
        n--;
        buf[n] = 0;
        if (n > 2) {
            buf[n - 1] = '.';
            buf[n - 2] = '.';
        }
    }
    return buf;
}

/* text from y down, broken at blanks where it is wider than the drawing; returns the y below it.
 * What stays too wide is cut. */
static NN_UNUSED double app_pen_lines(app_pen *p, app_point at, const char *s, double size, int role,
                                      int bold)
{
    const double x = at.x;
    double y = at.y;
    char line[400], cut[400];
    /* a browser's letters are wider than ours */
    double room = p->w - x - 12, k = bold ? 1.2 : 1.0;
    while (*s) {
        size_t n = 0, next;
        /* as many words as fit, one at least */
        for (;;) {
            next = n + strspn(s + n, " ");
            next += strcspn(s + next, " ");
            if (next == n || next >= sizeof line) break;
            memcpy(line, s, next);
            line[next] = 0;
            if (n && app_plot_text_width(line, size * k) > room) break;
            n = next;
        }
        if (!n) break;
        memcpy(line, s, n);
        line[n] = 0;
        app_pen_text(p, app_xy(x, y), app_fit_text(cut, sizeof cut, line, room * 1.1, size * k),
                     app_type(size, -1, 0, bold), app_pen_role(role, 1));
        y += size * 1.3;
        s += n + strspn(s + n, " ");
    }
    return y;
}
/* the name of an axis: in the middle of (at, at + room), smaller where it would not fit */
static NN_UNUSED void app_axis_name(app_pen *p, double x, double y, const char *s, double room, double angle)
{
    char t[200];
    double size = 12.5, w = app_plot_text_width(s, size);
    if (w > room) size = size * room / w < 9.5 ? 9.5 : size * room / w;
    app_pen_text(p, app_xy(x, y), app_fit_text(t, sizeof t, s, room, size),
                 app_type(size, 0, angle, 0), app_pen_role(APP_INK, 1));
}
/* what slanted labels need to the left of the plot and below it */
#define APP_SLANT_MOST 170.0
static NN_UNUSED double app_slant_left(double wide, double slot)
{
    return 0.71 * (wide > APP_SLANT_MOST ? APP_SLANT_MOST : wide) + 12 - slot / 2;
}

static NN_UNUSED void app_draw_heat(app_pen *p, const nn_plot *d, double top)
{
    double left = 0, lo = 1e300, hi = -1e300, cw, ch, fs = 11, wide = 0, bottom, size = 12;
    size_t r, c, R = d->n_rows, C = d->n_categories, every;
    int slant;
    char t[64], tip[256];
    if (!R || !C || !d->cells) return;
    for (r = 0; r < R; r++) {
        double w = d->rows ? app_plot_text_width(d->rows[r], 12) : 0;
        if (w > left) left = w;
    }
    for (c = 0; c < C; c++) {
        double w = d->categories ? app_plot_text_width(d->categories[c], 12) : 0;
        if (w > wide) wide = w;
    }
    if (left > 0.32 * p->w) left = 0.32 * p->w;
    left += d->y_label ? 44 : 22;
    cw = (p->w - left - 70) / (double)C;
    slant = wide > cw - 4;
    if (slant && wide > 140) wide = 140;
    if (slant && app_slant_left(wide, cw) > left) {
        left = app_slant_left(wide, cw);
        cw = (p->w - left - 70) / (double)C;
    }
    if (slant && p->narrow) p->h += 0.6 * wide;
    bottom = (slant ? wide * 0.75 + 16 : 22) + (d->x_label ? 22 : 6);
    ch = (p->h - top - bottom) / (double)R;
    for (r = 0; r < R * C; r++) app_plot_span(d->cells[r], &lo, &hi);
    if (!(lo <= hi)) { lo = 0; hi = 1; }
    if (d->diverging) { double m = fabs(lo) > fabs(hi) ? fabs(lo) : fabs(hi); lo = -m; hi = m; }
    if (hi == lo) hi = lo + 1;
    every = (size_t)(13 / ch) + 1;
    /* long row names: smaller first, cut last */
    for (r = 0; r < R; r++) {
        double w = d->rows ? app_plot_text_width(d->rows[r], 12) : 0, room = left - (d->y_label ? 40 : 16);
        if (w > room && size > 12 * room / w) size = 12 * room / w < 9.2 ? 9.2 : 12 * room / w;
    }
    for (r = 0; r < R; r++)
        if (d->rows && r % every == 0)
            app_pen_text(p, app_xy(left - 8, top + ((double)r + 0.5) * ch + 4),
                         app_fit_text(t, sizeof t, d->rows[r],
                                      (left - (d->y_label ? 36 : 12)) * 12 / size, 12),
                         app_type(size, 1, 0, 0), app_pen_role(APP_SOFT, 1));
    every = slant ? (size_t)(14 / cw) + 1 : 1;
    for (c = 0; c < C; c++)
        if (d->categories && c % every == 0) {
            double x = left + ((double)c + 0.5) * cw;
            if (slant)
                app_pen_text(p, app_xy(x + 4, top + ch * (double)R + 14),
                             app_fit_text(t, sizeof t, d->categories[c], 140, 12),
                             app_type(12, 1, -45, 0), app_pen_role(APP_SOFT, 1));
            else
                app_pen_text(p, app_xy(x, top + ch * (double)R + 18), d->categories[c],
                             app_type(12, 0, 0, 0), app_pen_role(APP_SOFT, 1));
        }
    if (p->svg) app_sb_str(p->svg, "<g class=\"marks\">\n");
    for (r = 0; r < R; r++)
        for (c = 0; c < C; c++) {
            double v = d->cells[r * C + c];
            unsigned rgb =
                app_plot_finite(v) ? app_plot_heat((v - lo) / (hi - lo), d->diverging) : 0xcccccc;
            char val[40];
            if (app_plot_finite(v)) (void)snprintf(val, sizeof val, d->format ? d->format : "%.2f", v);
            else (void)snprintf(val, sizeof val, "none");
            (void)snprintf(tip, sizeof tip, "%s, %s: %s", d->rows ? d->rows[r] : "",
                           d->categories ? d->categories[c] : "", val);
            app_pen_rect(p, app_rect(left + (double)c * cw, top + (double)r * ch, cw - 1, ch - 1),
                         app_pen_rgb(rgb), tip);
            fs = 11;
            if (app_plot_text_width(val, fs) > cw - 4) fs = 9;
            if (app_plot_text_width(val, fs) <= cw - 3 && ch >= fs + 2 && app_plot_finite(v))
                app_pen_text(p,
                             app_xy(left + ((double)c + 0.5) * cw - 0.5,
                                    top + ((double)r + 0.5) * ch + fs * 0.36),
                             val, app_type(fs, 0, 0, 0),
                             app_pen_rgb(app_plot_dark(rgb) ? 0xffffff : 0x1b1f24));
        }
    if (p->svg) app_sb_str(p->svg, "</g>\n");
    for (r = 0; r < 64; r++)                                              /* the scale */
        app_pen_rect(p,
                     app_rect(p->w - 58, top + (double)(63 - r) * (p->h - top - bottom) / 64, 14,
                              (p->h - top - bottom) / 64 + 0.6),
                     app_pen_rgb(app_plot_heat(((double)r + 0.5) / 64, d->diverging)), NULL);
    (void)snprintf(t, sizeof t, "%.3g", hi);
    app_pen_text(p, app_xy(p->w - 41, top + 10), t, app_type(11, -1, 0, 0),
                 app_pen_role(APP_SOFT, 1));
    (void)snprintf(t, sizeof t, "%.3g", lo);
    app_pen_text(p, app_xy(p->w - 41, p->h - bottom), t, app_type(11, -1, 0, 0),
                 app_pen_role(APP_SOFT, 1));
    if (d->x_label) app_axis_name(p, left + cw * (double)C / 2, p->h - 8, d->x_label, cw * (double)C, 0);
    if (d->y_label) app_axis_name(p, 16, top + ch * (double)R / 2, d->y_label, ch * (double)R, -90);
}

/* A plot of two axes while it is drawn: what they hold, and where they stand. */
typedef struct app_draw {
    app_pen *p;
    const nn_plot *d;
    app_plot_axis ax, ay;
    app_plot_bins bins;                       /* histograms */
    double lo, hi, xlo, xhi;                  /* what the axes must hold */
    double left, right, top, bottom;          /* the frame */
    double wide;                              /* of the widest name below it */
    size_t groups;                            /* bars or boxes beside each other */
    int bars, slant, whole_x, whole_y;        /* named groups; slanted names; whole numbers only */
} app_draw;

/* the names of the series, wrapped; returns the y below them */
static NN_UNUSED double app_draw_legend(app_pen *p, const nn_plot *d, double top)
{
    double x = 16;
    size_t s;
    top += 8;
    for (s = 0; s < d->n_series; s++) {
        const char *name = d->series[s].label;
        double w;
        if (!name) continue;
        w = app_plot_text_width(name, 12) + 44;
        if (x + w > p->w - 10 && x > 16) { x = 16; top += 18; }
        if (d->kind == NN_PLOT_LINE && d->series[s].dashed) {
            double q[4];
            q[0] = x;
            q[1] = top + 4;
            q[2] = x + 20;
            q[3] = top + 4;
            app_pen_polyline(p, q, 2, app_pen_role((int)s, 1), 2.2, 1);
        } else if (d->kind == NN_PLOT_LINE)
            app_pen_line(p, app_xy(x, top + 4), app_xy(x + 20, top + 4), app_pen_role((int)s, 1),
                         2.5);
        else if (d->kind == NN_PLOT_SCATTER)
            app_pen_mark(p, app_xy(x + 12, top + 4), 4.5, s, app_pen_role((int)s, 0.9), NULL);
        else app_pen_rect(p, app_rect(x + 4, top - 2, 14, 12), app_pen_role((int)s, 1), NULL);
        app_pen_text(p, app_xy(x + 26, top + 8), name, app_type(12, -1, 0, 0),
                     app_pen_role(APP_INK, 1));
        x += w;
    }
    return top + 16;
}
/* what the axes must hold; 0 = memory was out */
static NN_UNUSED int app_draw_range(app_draw *g)
{
    const nn_plot *d = g->d;
    size_t s, i;
    g->lo = g->xlo = 1e300;
    g->hi = g->xhi = -1e300;
    if (d->kind == NN_PLOT_HIST) {
        if (!app_plot_bins_make(&g->bins, d)) return 0;
        for (i = 0; i < g->bins.n * d->n_series; i++)
            app_plot_span(g->bins.count[i], &g->lo, &g->hi);
        g->lo = 0;
        g->xlo = g->bins.lo;
        g->xhi = g->bins.lo + g->bins.step * (double)g->bins.n;
    } else {
        for (s = 0; s < d->n_series; s++)
            for (i = 0; i < d->series[s].n; i++) {
                const nn_series *q = &d->series[s];
                app_plot_span(q->y[i], &g->lo, &g->hi);
                if (q->y[i] != floor(q->y[i])) g->whole_y = 0;
                if (q->x && q->x[i] != floor(q->x[i])) g->whole_x = 0;
                if (q->lo) app_plot_span(q->lo[i], &g->lo, &g->hi);
                if (q->hi) app_plot_span(q->hi[i], &g->lo, &g->hi);
                if (!g->bars) app_plot_span(q->x ? q->x[i] : (double)i, &g->xlo, &g->xhi);
            }
        if (d->kind == NN_PLOT_BAR || d->zero_y) {
            if (g->lo > 0) g->lo = 0;
            if (g->hi < 0) g->hi = 0;
        }
        /* room for the values above the bars */
        if (d->kind == NN_PLOT_BAR && d->n_series == 1 && g->hi > 0) g->hi += 0.06 * (g->hi - g->lo);
    }
    if (d->y_min != 0 || d->y_max != 0) { g->lo = d->y_min; g->hi = d->y_max; }
    return 1;
}
/* the name below group i; NULL = none */
static NN_UNUSED const char *app_draw_name(const app_draw *g, size_t i)
{
    return g->d->kind == NN_PLOT_BOX ? g->d->series[i].label : g->d->categories[i];
}
/* room for the tick's texts, the names and the labels: the frame, and both axes in it */
static NN_UNUSED void app_draw_frame(app_draw *g)
{
    const nn_plot *d = g->d;
    app_pen *p = g->p;
    const int free_y = !(d->y_min != 0 || d->y_max != 0);
    double tick[64];
    size_t i, n;
    char t[96];
    app_axis_make(&g->ay, app_from_to(g->lo, g->hi), d->log_y, p->h < 330 ? 5 : 6, free_y,
                  g->whole_y && (g->bars || d->kind == NN_PLOT_HIST));
    n = app_axis_ticks(&g->ay, tick, 64);
    g->left = 0;
    for (i = 0; i < n; i++) {
        double w;
        app_tick_text(t, sizeof t, tick[i], &g->ay);
        w = app_plot_text_width(t, 12);
        if (w > g->left) g->left = w;
    }
    g->left += 18 + (d->y_label ? 22 : 0);
    if (g->bars) {
        double slot;
        for (i = 0; i < g->groups; i++) {
            const char *c = app_draw_name(g, i);
            double w = c ? app_plot_text_width(c, 12) : 0;
            if (w > g->wide) g->wide = w;
        }
        slot = (g->right - g->left) / (double)(g->groups ? g->groups : 1);
        g->slant = g->groups && g->wide > slot - 8;
        if (g->wide > APP_SLANT_MOST) g->wide = APP_SLANT_MOST;
        if (g->slant && app_slant_left(g->wide, slot) > g->left)
            g->left = app_slant_left(g->wide, slot);
        if (g->slant && p->narrow) p->h += 0.6 * g->wide;
        g->ax.lo = 0;
        g->ax.hi = g->groups ? (double)g->groups : 1;
        g->ax.log = 0;
        g->ax.step = 1;
    } else app_axis_make(&g->ax, app_from_to(g->xlo, g->xhi), d->log_x, p->w < 500 ? 5 : 8, 0,
                         g->whole_x);
    g->bottom = p->h - (g->slant ? g->wide * 0.75 + 20 : 26) - (d->x_label ? 22 : 4);
    g->ay.p0 = g->bottom;
    g->ay.p1 = g->top;
    g->ax.p0 = g->left;
    g->ax.p1 = g->right;
    if (!g->bars && d->kind != NN_PLOT_HIST && !g->ax.log) { g->ax.p0 += 8; g->ax.p1 -= 8; }
}
/* the lines across, the texts left of them, and what stands below */
static NN_UNUSED void app_draw_ticks(const app_draw *g)
{
    app_pen *p = g->p;
    double tick[64], last = -1e9;
    size_t i, n = app_axis_ticks(&g->ay, tick, 64);
    char t[96];
    for (i = 0; i < n; i++) {
        double y = app_axis_at(&g->ay, tick[i]);
        app_tick_text(t, sizeof t, tick[i], &g->ay);
        app_pen_line(p, app_xy(g->left, y), app_xy(g->right, y), app_pen_role(APP_GRID, 1), 1);
        app_pen_text(p, app_xy(g->left - 8, y + 4), t, app_type(12, 1, 0, 0),
                     app_pen_role(APP_SOFT, 1));
    }
    if (g->bars) {
        size_t every = 1;
        if (g->groups) every += (size_t)(14.0 * (double)g->groups / (g->right - g->left));
        for (i = 0; i < g->groups; i++) {
            const char *c = app_draw_name(g, i);
            double x = app_axis_at(&g->ax, (double)i + 0.5);
            if (!c || (g->slant && i % every)) continue;
            if (g->slant)
                app_pen_text(p, app_xy(x + 4, g->bottom + 14),
                             app_fit_text(t, sizeof t, c, APP_SLANT_MOST, 12),
                             app_type(12, 1, -45, 0), app_pen_role(APP_SOFT, 1));
            else app_pen_text(p, app_xy(x, g->bottom + 18), c, app_type(12, 0, 0, 0),
                              app_pen_role(APP_SOFT, 1));
        }
        return;
    }
    n = app_axis_ticks(&g->ax, tick, 64);
    for (i = 0; i < n; i++) {
        double x = app_axis_at(&g->ax, tick[i]), w;
        app_tick_text(t, sizeof t, tick[i], &g->ax);
        w = app_plot_text_width(t, 12);
        app_pen_line(p, app_xy(x, g->bottom), app_xy(x, g->bottom + 4), app_pen_role(APP_SOFT, 1),
                     1);
        if (x - w / 2 < last + 6) continue;
        app_pen_text(p, app_xy(x, g->bottom + 18), t, app_type(12, 0, 0, 0),
                     app_pen_role(APP_SOFT, 1));
        last = x + w / 2;
    }
}
/* the band between lo and hi around line s; xy has room for it */
static NN_UNUSED void app_draw_band(const app_draw *g, size_t s, size_t stride, double *xy)
{
    const nn_series *q = &g->d->series[s];
    size_t i, m = 0;
    for (i = 0; i < q->n; i += stride) {
        xy[2 * m] = app_axis_at(&g->ax, q->x ? q->x[i] : (double)i);
        xy[2 * m + 1] = app_axis_at(&g->ay, app_plot_finite(q->hi[i]) ? q->hi[i] : q->y[i]);
        m++;
    }
    for (i = m; i-- > 0;) {
        size_t j = i * stride;
        xy[2 * m] = app_axis_at(&g->ax, q->x ? q->x[j] : (double)j);
        xy[2 * m + 1] = app_axis_at(&g->ay, app_plot_finite(q->lo[j]) ? q->lo[j] : q->y[j]);
        m++;
    }
    app_pen_poly(g->p, xy, m, app_pen_role((int)s, 0.18));
}
/* an upright interval from y0 to y1 with a foot at both ends */
static NN_UNUSED void app_draw_interval(app_pen *p, double x, double y0, double y1, app_color c)
{
    app_pen_line(p, app_xy(x, y0), app_xy(x, y1), c, 1.4);
    app_pen_line(p, app_xy(x - 4, y0), app_xy(x + 4, y0), c, 1.4);
    app_pen_line(p, app_xy(x - 4, y1), app_xy(x + 4, y1), c, 1.4);
}
/* point i of series s, at xy on the page: its interval, its mark, its tip */
static NN_UNUSED void app_draw_point(const app_draw *g, size_t s, size_t i, const double *xy)
{
    const nn_series *q = &g->d->series[s];
    const int scatter = g->d->kind == NN_PLOT_SCATTER, thin = q->n > 150;
    double r = 3.2, alpha = q->points ? 1 : 0;
    char tip[256], a[40], b[40];
    (void)snprintf(tip, sizeof tip, "%s%s%s: %s", q->label ? q->label : "", q->label ? ", " : "",
                   app_num(a, nn_f64_round(q->x ? q->x[i] : (double)i, 6)),
                   app_num(b, nn_f64_round(q->y[i], 6)));
    if (scatter && q->lo && q->hi)
        app_draw_interval(g->p, xy[0], app_axis_at(&g->ay, q->lo[i]), app_axis_at(&g->ay, q->hi[i]),
                          app_pen_role((int)s, 0.8));
    if (scatter) {
        r = thin ? 2 : 4.2;
        alpha = thin ? 0.45 : 0.85;
    }
    app_pen_mark(g->p, app_xy(xy[0], xy[1]), r, scatter ? s : 0, app_pen_role((int)s, alpha), tip);
}
/* series s as a line, broken where a value is none, or as points; of very long ones every so many */
static NN_UNUSED void app_draw_points(const app_draw *g, size_t s)
{
    const nn_plot *d = g->d;
    const nn_series *q = &d->series[s];
    app_pen *p = g->p;
    const size_t stride = q->n > 1500 ? (q->n + 1499) / 1500 : 1;
    const app_color c = app_pen_role((int)s, 1);
    const int line = d->kind == NN_PLOT_LINE;
    const int marks = !line || q->points || (p->svg && !p->narrow && q->n <= 250);
    double *xy = (double *)malloc((2 * (q->n / stride + 2)) * 2 * sizeof *xy);
    size_t i, m = 0;
    if (!xy) { p->bad = 1; return; }
    if (line && q->lo && q->hi) app_draw_band(g, s, stride, xy);
    for (i = 0; i < q->n; i += stride) {
        double x = q->x ? q->x[i] : (double)i, y = q->y[i];
        if (!app_plot_finite(x) || !app_plot_finite(y) || (g->ay.log && y <= 0) ||
            (g->ax.log && x <= 0)) {
            if (line) app_pen_polyline(p, xy, m, c, 2, q->dashed);
            m = 0;
            continue;
        }
        if (y < g->ay.lo) y = g->ay.lo;
        else if (y > g->ay.hi) y = g->ay.hi;
        xy[2 * m] = app_axis_at(&g->ax, x);
        xy[2 * m + 1] = app_axis_at(&g->ay, y);
        if (marks) app_draw_point(g, s, i, xy + 2 * m);
        m++;
    }
    if (line) app_pen_polyline(p, xy, m, c, 2, q->dashed);
    free(xy);
}
static NN_UNUSED void app_draw_hist(const app_draw *g, size_t s)
{
    const nn_series *q = &g->d->series[s];
    const app_plot_bins *bins = &g->bins;
    const app_color c = app_pen_role((int)s, g->d->n_series > 1 ? 0.55 : 1);
    char tip[256];
    size_t k;
    for (k = 0; k < bins->n; k++) {
        const double v = bins->count[s * bins->n + k];
        const double lo = bins->lo + bins->step * (double)k;
        const double hi = bins->lo + bins->step * (double)(k + 1);
        const double x0 = app_axis_at(&g->ax, lo), x1 = app_axis_at(&g->ax, hi);
        const double y = app_axis_at(&g->ay, v > 0 || !g->ay.log ? v : g->ay.lo);
        (void)snprintf(tip, sizeof tip, "%s%s%.4g to %.4g: %.0f", q->label ? q->label : "",
                       q->label ? ", " : "", lo, hi, v);
        app_pen_rect(g->p, app_rect(x0 + 0.5, y, x1 - x0 - 1, g->bottom - y), c, tip);
    }
}
static NN_UNUSED void app_draw_bars(const app_draw *g, size_t s)
{
    const nn_plot *d = g->d;
    const nn_series *q = &d->series[s];
    app_pen *p = g->p;
    const app_color c = app_pen_role((int)s, 1);
    const size_t groups = g->groups, S = d->n_series;
    const double slot = (g->right - g->left) / (double)(groups ? groups : 1);
    const double y0 = app_axis_at(&g->ay, g->ay.lo > 0 || g->ay.log ? g->ay.lo : 0);
    double w = slot * 0.78 / (double)S;
    char t[96], tip[256], b[40];
    size_t i;
    if (w > 60) w = 60;
    for (i = 0; i < q->n && i < groups; i++) {
        double x = app_axis_at(&g->ax, (double)i + 0.5) + ((double)s - (double)S / 2) * w;
        double y = q->y[i], y1;
        if (!app_plot_finite(y)) continue;
        y1 = app_axis_at(&g->ay, y);
        (void)snprintf(tip, sizeof tip, "%s%s%s: %s", d->categories[i], q->label ? ", " : "",
                       q->label ? q->label : "", app_num(b, nn_f64_round(y, 6)));
        app_pen_rect(p, app_rect(x + 0.5, y1 < y0 ? y1 : y0, w - 1, fabs(y1 - y0)), c, tip);
        if (q->lo && q->hi && app_plot_finite(q->lo[i]) && app_plot_finite(q->hi[i]))
            app_draw_interval(p, x + w / 2, app_axis_at(&g->ay, q->lo[i]),
                              app_axis_at(&g->ay, q->hi[i]), app_pen_role(APP_INK, 0.9));
        else if (S == 1 && w > 26 && groups <= 12) {
            (void)snprintf(t, sizeof t, fabs(y) >= 1000 || y == floor(y) ? "%.0f" : "%.3g", y);
            if (app_plot_text_width(t, 11) < slot)
                app_pen_text(p, app_xy(x + w / 2, y1 - (y >= 0 ? 5 : -13)), t,
                             app_type(11, 0, 0, 0), app_pen_role(APP_SOFT, 1));
        }
    }
}
/* quartiles, whiskers to the last value within 1.5 IQR, at most 200 dots beyond them */
static NN_UNUSED void app_draw_box(const app_draw *g, size_t s)
{
    const nn_series *q = &g->d->series[s];
    app_pen *p = g->p;
    const app_color c = app_pen_role((int)s, 1);
    const double slot = (g->right - g->left) / (double)(g->d->n_series ? g->d->n_series : 1);
    const double w = slot * 0.5 > 70 ? 70 : slot * 0.5, xm = app_axis_at(&g->ax, (double)s + 0.5);
    size_t n, i, k;
    double *v = app_plot_sorted(q->y, q->n, &n);
    char tip[256];
    if (!v) p->bad = 1;
    if (v && n) {
        double q1 = app_plot_quantile(v, n, 0.25), q2 = app_plot_quantile(v, n, 0.5),
               q3 = app_plot_quantile(v, n, 0.75), f = 1.5 * (q3 - q1), low = q1, high = q3;
        double y0, y1;
        for (i = 0; i < n; i++) if (v[i] >= q1 - f) { low = v[i]; break; }
        for (i = n; i-- > 0;) if (v[i] <= q3 + f) { high = v[i]; break; }
        (void)snprintf(tip, sizeof tip, "%s: median %.4g, quartiles %.4g and %.4g, n %lu",
                       q->label ? q->label : "", q2, q1, q3, (unsigned long)n);
        y0 = app_axis_at(&g->ay, low);
        y1 = app_axis_at(&g->ay, high);
        app_pen_line(p, app_xy(xm, y0), app_xy(xm, y1), c, 1.5);
        app_pen_rect(p,
                     app_rect(xm - w / 2, app_axis_at(&g->ay, q3), w,
                              app_axis_at(&g->ay, q1) - app_axis_at(&g->ay, q3)),
                     app_pen_role((int)s, 0.45), tip);
        app_pen_line(p, app_xy(xm - w / 2, app_axis_at(&g->ay, q2)),
                     app_xy(xm + w / 2, app_axis_at(&g->ay, q2)), app_pen_role(APP_INK, 1), 2.2);
        app_pen_line(p, app_xy(xm - w / 4, y0), app_xy(xm + w / 4, y0), c, 1.5);
        app_pen_line(p, app_xy(xm - w / 4, y1), app_xy(xm + w / 4, y1), c, 1.5);
        for (i = 0, k = 0; i < n && k < 200; i++)
            if (v[i] < low || v[i] > high) {
                app_pen_dot(p, xm, app_axis_at(&g->ay, v[i]), 2.2, app_pen_role((int)s, 0.7), NULL);
                k++;
            }
    }
    free(v);
}
/* the axes themselves and their names, over what was drawn */
static NN_UNUSED void app_draw_axes(const app_draw *g)
{
    const nn_plot *d = g->d;
    app_pen *p = g->p;
    const double x = (g->left + g->right) / 2, y = (g->top + g->bottom) / 2;
    app_pen_line(p, app_xy(g->left, g->bottom), app_xy(g->right, g->bottom),
                 app_pen_role(APP_SOFT, 1), 1);
    if (g->ay.lo < 0 && g->ay.hi > 0 && !g->ay.log)
        app_pen_line(p, app_xy(g->left, app_axis_at(&g->ay, 0)),
                     app_xy(g->right, app_axis_at(&g->ay, 0)), app_pen_role(APP_SOFT, 1), 1);
    if (d->x_label)
        app_axis_name(p, x, p->h - 8, d->x_label, 2 * (x - 8 < p->w - x ? x - 8 : p->w - x - 8), 0);
    if (d->y_label)
        app_axis_name(p, 16, y, d->y_label, 2 * (p->h - y < y ? p->h - y : y) - 8, -90);
}
static NN_UNUSED void app_plot_draw(app_pen *p, const nn_plot *d)
{
    app_draw g;
    double top = 14;
    size_t s, named = 0;

    if (p->svg) app_sb_str(p->svg, "<rect width=\"100%\" height=\"100%\" fill=\"var(--card)\"/>\n");
    if (d->title) top = app_pen_lines(p, app_xy(16, 26), d->title, 15, APP_INK, 1) - 8;
    if (d->note) top = app_pen_lines(p, app_xy(16, top + 8), d->note, 12, APP_SOFT, 0) - 6;
    for (s = 0; s < d->n_series; s++) if (d->series[s].label) named++;
    if (d->kind != NN_PLOT_HEAT && d->kind != NN_PLOT_BOX && named && d->n_series > 1)
        top = app_draw_legend(p, d, top);
    top += 6;
    /* many lines above: the plot itself keeps its height */
    if (p->narrow && top > 70) p->h += top - 70;
    if (d->kind == NN_PLOT_HEAT) { app_draw_heat(p, d, top); return; }

    memset(&g, 0, sizeof g);
    g.p = p;
    g.d = d;
    g.top = top;
    g.right = p->w - 16;
    g.bars = d->kind == NN_PLOT_BAR || d->kind == NN_PLOT_BOX;
    g.groups = d->kind == NN_PLOT_BOX ? d->n_series : d->n_categories;
    g.whole_x = d->kind != NN_PLOT_HIST;
    g.whole_y = 1;
    if (!app_draw_range(&g)) { p->bad = 1; return; }
    app_draw_frame(&g);
    app_draw_ticks(&g);
    if (p->svg) app_sb_str(p->svg, "<g class=\"marks\">\n");
    for (s = 0; s < d->n_series; s++) switch (d->kind) {
        case NN_PLOT_HIST: app_draw_hist(&g, s); break;
        case NN_PLOT_BAR: app_draw_bars(&g, s); break;
        case NN_PLOT_BOX: app_draw_box(&g, s); break;
        case NN_PLOT_HEAT: break;
        case NN_PLOT_LINE:
        case NN_PLOT_SCATTER: app_draw_points(&g, s); break;
        }
    if (p->svg) app_sb_str(p->svg, "</g>\n");
    app_draw_axes(&g);
    free(g.bins.count);
}
static NN_UNUSED double app_plot_height(const nn_plot *p)
{
    if (p->height > 0) return p->height;
    if (p->kind == NN_PLOT_HEAT) {
        double h = 120 + 30 * (double)p->n_rows;
        return h < 300 ? 300 : h > 900 ? 900 : h;
    }
    return 400;
}
/* narrow: the drawing for a phone, 360 wide, shown instead of the other one by the page's style;
 * both carry the same class pair */
static NN_UNUSED char *app_plot_svg(const nn_plot *p, int narrow, const char *kind)
{
    app_sb b = NN_ZERO, body = NN_ZERO;
    app_pen pen;
    memset(&pen, 0, sizeof pen);
    pen.svg = &body;
    pen.scale = 1;
    pen.narrow = narrow;
    pen.w = narrow ? 360 : p->width > 0 ? p->width : 720;
    pen.h = app_plot_height(p);
    if (narrow) pen.h = p->kind != NN_PLOT_HEAT ? 300 : pen.h > 480 ? 480 : pen.h;
    /* first: a narrow one finds its height on the way */
    app_plot_draw(&pen, p);
    app_sb_f(&b,
             "<svg%s%s%s viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\" "
             "xmlns=\"http://www.w3.org/2000/svg\" aria-label=\"",
             kind ? " class=\"" : "", kind ? kind : "", kind ? "\"" : "", pen.w, pen.h, pen.w,
             pen.h);
    app_sb_xml(&b, p->title ? p->title : "plot");
    app_sb_str(&b, "\">\n");
    if (body.s) app_sb_add(&b, body.s, body.n);
    app_sb_str(&b, "</svg>\n");
    if (body.bad || pen.bad) b.bad = 1;
    app_sb_free(&body);
    if (b.bad) { app_sb_free(&b); return NULL; }
    return b.s;
}
NN_DEF char *nn_plot_svg(const nn_plot *p) { return app_plot_svg(p, 0, NULL); }
/* app_plot_raster: the drawing as 8-bit RGB, twice the nominal size; malloc'd, NULL when memory is out */
static NN_UNUSED unsigned char *app_plot_raster(const nn_plot *p, size_t *w, size_t *h)
{
    app_pen pen;
    size_t n, bytes;
    memset(&pen, 0, sizeof pen);
    pen.scale = 2;
    pen.w = p->width > 0 ? p->width : 720;
    pen.h = app_plot_height(p);
    pen.pw = (size_t)(pen.w * pen.scale);
    pen.ph = (size_t)(pen.h * pen.scale);
    if (pen.pw > 8192 || pen.ph > 8192 || !nn_size_mul(pen.pw, pen.ph, &n) || !nn_size_mul(n, 3, &bytes))
        return NULL;
    pen.rgb = (unsigned char *)malloc(bytes);
    pen.mask = (float *)calloc(n, sizeof(float));
    if (pen.rgb && pen.mask) {
        memset(pen.rgb, 255, bytes);
        pen.x0 = pen.pw; pen.y0 = pen.ph;
        app_plot_draw(&pen, p);
        *w = pen.pw;
        *h = pen.ph;
    } else pen.bad = 1;
    if (pen.bad) {
        free(pen.rgb);
        pen.rgb = NULL;
    }
    free(pen.mask);
    return pen.rgb;
}

/* w x h RGB pixels (freed here; NULL = memory was out) as a PNG */
static NN_UNUSED nn_status app_pixels_png(unsigned char *px, size_t w, size_t h, const char *path, nn_error *err)
{
    size_t shape[3];
    nn_tensor image;
    nn_buf b = NN_ZERO;
    nn_status s;
    if (!px) return nn_error_set(err, NN_E_NOMEM, "%s: out of memory for the plot", path);
    shape[0] = h;
    shape[1] = w;
    shape[2] = 3;
    image = nn_tensor_view(px, NN_U8, 3, shape);
    s = nn_png_encode(&b, &image, 1, err);
    if (s == NN_OK) s = app_write(path, b.data, b.len, err);
    nn_buf_free(&b);
    free(px);
    return s;
}
NN_DEF nn_status nn_plot_image(nn_tensor *image, const nn_plot *p, nn_error *err)
{
    size_t shape[3] = { 0, 0, 3 };
    unsigned char *px = app_plot_raster(p, &shape[1], &shape[0]);
    nn_tensor t = NN_ZERO;
    nn_status s = px ? nn_tensor_make(&t, NN_U8, 3, shape, NULL, err) :
                       nn_error_set(err, NN_E_NOMEM, "plot: out of memory");
    if (s == NN_OK) { memcpy(t.data, px, 3 * shape[0] * shape[1]); *image = t; }
    free(px);
    return s;
}
NN_DEF nn_status nn_plot_png(const nn_plot *p, const char *path, nn_error *err)
{
    size_t w = 0, h = 0;
    unsigned char *px = app_plot_raster(p, &w, &h);
    return app_pixels_png(px, w, h, path, err);
}
NN_DEF nn_status nn_plot_grid_png(const nn_plot *plots, size_t n, size_t across, const char *path,
                                  nn_error *err)
{
    unsigned char *whole = NULL;
    size_t i, y, W = 0, H = 0, rows = (n + across - 1) / across, bytes = 0;
    for (i = 0; i < n; i++) {
        size_t w = 0, h = 0;
        unsigned char *px = app_plot_raster(&plots[i], &w, &h);
        if (px && !whole && nn_size_mul(3 * w * across, h, &bytes) && nn_size_mul(bytes, rows, &bytes) &&
            (whole = (unsigned char *)malloc(bytes)) != NULL) {
            W = w;
            H = h;
            memset(whole, 255, bytes);
        }
        if (!px || !whole || w != W || h != H) {
            int size = px && whole;
            free(px);
            free(whole);
            return size ?
                       nn_error_set(err, NN_E_ARG, "%s: the plots of a grid must have one size", path) :
                       nn_error_set(err, NN_E_NOMEM, "%s: out of memory for the plots", path);
        }
        for (y = 0; y < h; y++)
            memcpy(whole + (((i / across) * H + y) * across + i % across) * 3 * W, px + y * 3 * w,
                   3 * w);
        free(px);
    }
    return app_pixels_png(whole, W * across, H * rows, path, err);
}

#ifdef __cplusplus
} /* extern "C" */
#endif
NN_FP_END
#endif /* NN_IMPLEMENTATION && !NN_PLOT_IMPLEMENTED */

/* Licence: MIT or public domain (Unlicense), your choice; the full texts are in LICENSE. */
