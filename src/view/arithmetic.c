/* The arithmetic of the pinned cell: a line for each summand, their sum, and what forward mode
 * says. What was rounded is said to be about equal, never equal. */
#include "view/stage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FACTORS = 8, MOST_SUMMANDS = 6 };

/* More numbers than these would keep the learner waiting; that there are so many is all that is
 * said of them. */
enum { MOST_COMPUTED = 512 };

struct factor {
    double number;
    struct cg_color ink;
};

struct summand {
    const char *label; /* rich text: "$i$ = 1", or NULL */
    struct factor factors[MOST_FACTORS];
    size_t n;
    double value;
};

struct summands {
    struct summand *list;
    size_t count, capacity;
    size_t too_many; /* to be computed: so many, and the list is empty; or 0 */
    bool added;      /* they are summed; else each stands for itself */
};

/* ---- words ---- */

static struct number_line *add_line(struct stage *stage, struct stage_arithmetic *a)
{
    a->lines = cg_grow(stage->arena, a->lines, a->count, &a->capacity, sizeof *a->lines);
    a->lines[a->count] = (struct number_line){0};
    return &a->lines[a->count++];
}

static void add_word(struct stage *stage, struct number_line *line, struct cg_color color,
                     bool strong, const char *text)
{
    line->words =
        cg_grow(stage->arena, line->words, line->count, &line->capacity, sizeof *line->words);
    line->words[line->count++] =
        (struct number_word){.text = text, .color = color, .strong = strong};
}

/* The digits of an exponent, raised. */
static const char *raised(struct stage *stage, int exponent)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    const char *text = exponent ? "" : digits[0];
    for (int rest = abs(exponent); rest > 0; rest /= 10)
        text = cg_format(stage->arena, "%s%s", digits[rest % 10], text);
    return cg_format(stage->arena, "%s%s", exponent < 0 ? "⁻" : "", text);
}

static const char *digits_text(struct stage *stage, double number, struct cg_number_format format)
{
    char text[32];
    cg_number_text(text, format, number);
    if (format.exponent == 0 || number == 0)
        return cg_strdup(stage->arena, text);
    return cg_format(stage->arena, "%s·10%s", text, raised(stage, format.exponent));
}

/* A number with three digits; *shown is the number that the text says. */
static const char *number_text(struct stage *stage, double number, double *shown)
{
    struct cg_number_format format = cg_number_format(&number, 1, 3);
    *shown = stage_shown_number(format, number);
    return digits_text(stage, number, format);
}

const char *stage_plain_number(struct stage *stage, double number)
{
    return digits_text(stage, number, cg_number_format(&number, 1, 4));
}

const char *stage_short_number(struct stage *stage, double number)
{
    if (number == 0 || !isfinite(number))
        return cg_format(stage->arena, "%g", number);
    int exponent = (int)floor(log10(fabs(number)));
    double digit = round(number / pow(10, exponent));
    return cg_format(stage->arena, "%.0f·10%s", digit, raised(stage, exponent));
}

/* ---- what is multiplied and added ---- */

static struct summand *add_summand(struct stage *stage, struct summands *all, const char *label)
{
    all->list = cg_grow(stage->arena, all->list, all->count, &all->capacity, sizeof *all->list);
    struct summand *summand = &all->list[all->count++];
    *summand = (struct summand){.label = label};
    return summand;
}

static void add_factor(struct stage *stage, struct summand *summand, double number,
                       const struct cg_expr *node)
{
    if (summand->n < MOST_FACTORS)
        summand->factors[summand->n++] = (struct factor){number, cg_term_ink(stage->theme, node)};
}

static void collect_factors(struct stage *stage, struct summand *summand,
                            const struct cg_expr *term, const struct cg_bindings *at)
{
    if (term->op == CG_MUL) {
        for (size_t i = 0; i < term->n_args; i++)
            collect_factors(stage, summand, term->args[i], at);
    } else if (term->op == CG_NEG && term->args[0]->op == CG_MUL) {
        add_factor(stage, summand, -1, term);
        collect_factors(stage, summand, term->args[0], at);
    } else {
        add_factor(stage, summand, cg_eval_at(stage->frame->env, term, at), term);
    }
}

static void add_term(struct stage *stage, struct summands *all, const char *label,
                     const struct cg_expr *term, const struct cg_bindings *at)
{
    struct summand *summand = add_summand(stage, all, label);
    collect_factors(stage, summand, term, at);
    summand->value = cg_eval_at(stage->frame->env, term, at);
}

/* Every value of the given indices, later ones fastest. */
static void each_value(struct stage *stage, struct summands *all, const struct cg_expr *body,
                       const struct cg_index *index, size_t n)
{
    size_t size[2] = {1, 1}, count = 1;
    for (size_t i = 0; i < n; i++) {
        size[i] = stage_size(stage, index[i]);
        count *= size[i];
    }
    all->too_many = count > MOST_COMPUTED ? count : 0;
    for (size_t at = 0; at < count && !all->too_many; at++) {
        struct cg_bindings bindings = stage_pinned(stage);
        const char *label = "";
        size_t rest = at;
        for (size_t i = n; i-- > 0; rest /= size[i]) {
            bindings.at[(unsigned char)index[i].letter & 127] = rest % size[i];
            label = cg_format(stage->arena, "$%c$ = %zu%s%s", index[i].letter, rest % size[i] + 1,
                              *label ? ", " : "", label);
        }
        add_term(stage, all, label, body, &bindings);
    }
}

static double matrix_at(struct cg_matrix m, size_t row, size_t col)
{
    return m.data[(m.rows == 1 ? 0 : row) * m.cols + (m.cols == 1 ? 0 : col)];
}

/* An entry of a matrix expression, opened by one operation. */
static void open_matrix(struct stage *stage, struct summands *all, const struct cg_expr *matrix)
{
    struct cg_env *env = stage->frame->env;
    size_t row = stage->pin_row, col = stage->pin_col;
    if (matrix->op == CG_MATMUL) {
        struct cg_matrix a = cg_eval(env, stage->arena, matrix->args[0]);
        struct cg_matrix b = cg_eval(env, stage->arena, matrix->args[1]);
        for (size_t j = 0; j < a.cols; j++) {
            struct summand *summand = add_summand(stage, all, NULL);
            double x = a.data[row * a.cols + j], y = b.data[j * b.cols + col];
            add_factor(stage, summand, x, matrix->args[0]);
            add_factor(stage, summand, y, matrix->args[1]);
            summand->value = x * y;
        }
        all->added = a.cols > 1;
        return;
    }
    bool product = matrix->op == CG_MUL, sum = matrix->op == CG_ADD;
    struct summand *summand = product ? add_summand(stage, all, NULL) : NULL;
    double value = 1;
    for (size_t i = 0; (product || sum) && i < matrix->n_args; i++) {
        double x = matrix_at(cg_eval(env, stage->arena, matrix->args[i]), row, col);
        if (sum)
            summand = add_summand(stage, all, NULL);
        add_factor(stage, summand, x, matrix->args[i]);
        value *= x;
        summand->value = sum ? x : value;
    }
    all->added = sum;
    if (!product && !sum) {
        summand = add_summand(stage, all, NULL);
        summand->value = matrix_at(cg_eval(env, stage->arena, matrix), row, col);
        add_factor(stage, summand, summand->value, matrix);
    }
}

static struct summands open_line(struct stage *stage, const struct cg_expr *rhs)
{
    struct summands all = {0};
    if (!cg_is_index_notation(rhs)) {
        open_matrix(stage, &all, rhs);
        return all;
    }
    if (stage->axes.n_loose > 0) {
        each_value(stage, &all, rhs, stage->axes.loose, stage->axes.n_loose);
        return all;
    }
    struct stage_sum sum = stage_outer_sum(stage, rhs);
    struct cg_bindings at = stage_pinned(stage);
    if (sum.n > 0) {
        each_value(stage, &all, sum.body, sum.index, sum.n);
        all.added = true;
    } else if (rhs->op == CG_ENTRY && rhs->args[0]->op != CG_NAME) {
        open_matrix(stage, &all, rhs->args[0]);
    } else if (rhs->op == CG_ADD) {
        for (size_t i = 0; i < rhs->n_args; i++)
            add_term(stage, &all, NULL, rhs->args[i], &at);
        all.added = true;
    } else {
        add_term(stage, &all, NULL, rhs, &at);
    }
    return all;
}

/* ---- lines ---- */

static void put_summand(struct stage *stage, struct stage_arithmetic *a,
                        const struct summand *summand)
{
    const struct cg_theme *theme = stage->theme;
    struct number_line *line = add_line(stage, a);
    line->dim = summand->value == 0;
    if (summand->label) {
        add_word(stage, line, theme->dim, false, summand->label);
        add_word(stage, line, theme->dim, false, "    ");
    }
    double product = 1, shown;
    for (size_t i = 0; i < summand->n; i++) {
        const char *text = number_text(stage, summand->factors[i].number, &shown);
        product *= shown;
        if (i > 0)
            add_word(stage, line, theme->dim, false, " · ");
        bool wrap = i > 0 && summand->factors[i].number < 0;
        add_word(stage, line, summand->factors[i].ink, false,
                 wrap ? cg_format(stage->arena, "(%s)", text) : text);
    }
    if (summand->n < 2)
        return;
    const char *text = number_text(stage, summand->value, &shown);
    add_word(stage, line, theme->dim, false, stage_same_number(product, shown) ? "  =  " : "  ≈  ");
    add_word(stage, line, theme->text, false, text);
}

static size_t count_zeros(const struct summands *all)
{
    size_t zeros = 0;
    for (size_t i = 0; i < all->count; i++)
        zeros += all->list[i].value == 0;
    return zeros;
}

/* The summands that are shown: where there are many, those that count most, in their order; but not
 * more than two zeros. */
static bool is_shown(const struct summands *all, size_t i)
{
    if (all->list[i].value == 0 && count_zeros(all) > 2)
        return false;
    if (all->count <= MOST_SUMMANDS)
        return true;
    size_t larger = 0;
    for (size_t j = 0; j < all->count; j++)
        larger += fabs(all->list[j].value) > fabs(all->list[i].value) ||
                  (fabs(all->list[j].value) == fabs(all->list[i].value) && j < i);
    return larger < MOST_SUMMANDS - 1;
}

/* A few numbers that are just added stand in one line: 0.541 - 1 = -0.459. */
static bool put_short_sum(struct stage *stage, struct stage_arithmetic *a,
                          const struct summands *all, double *total)
{
    if (!all->added || all->count > 4)
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].n != 1 || all->list[i].label)
            return false;
    struct number_line *line = add_line(stage, a);
    double shown, shown_total = 0;
    *total = 0;
    for (size_t i = 0; i < all->count; i++) {
        double number = all->list[i].value;
        const char *text = number_text(stage, i > 0 ? fabs(number) : number, &shown);
        if (i > 0)
            add_word(stage, line, stage->theme->dim, false, number < 0 ? " − " : " + ");
        add_word(stage, line, all->list[i].factors[0].ink, false, text);
        *total += number;
        shown_total += i > 0 && number < 0 ? -shown : shown;
    }
    const char *text = number_text(stage, *total, &shown);
    add_word(stage, line, stage->theme->dim, false,
             stage_same_number(shown, shown_total) ? "  =  " : "  ≈  ");
    add_word(stage, line, stage->theme->gradient, true, text);
    return true;
}

static double put_summands(struct stage *stage, struct stage_arithmetic *a,
                           const struct summands *all)
{
    double short_total;
    if (put_short_sum(stage, a, all, &short_total))
        return short_total;
    double total = 0, shown_total = 0;
    size_t hidden = 0, hidden_zeros = 0;
    for (size_t i = 0; i < all->count; i++) {
        double shown;
        number_text(stage, all->list[i].value, &shown);
        total += all->list[i].value;
        shown_total += shown;
        if (is_shown(all, i))
            put_summand(stage, a, &all->list[i]);
        else if (all->list[i].value == 0)
            hidden_zeros++;
        else
            hidden++;
    }
    if (hidden > 0)
        add_word(stage, add_line(stage, a), stage->theme->dim, false,
                 cg_format(stage->arena, "and %zu more", hidden));
    if (hidden_zeros > 0)
        add_word(stage, add_line(stage, a), stage->theme->dim, false,
                 cg_format(stage->arena, "the %s%zu are 0",
                           hidden_zeros == all->count ? "" : "other ", hidden_zeros));
    if (!all->added)
        return total;
    double shown;
    const char *text = number_text(stage, total, &shown);
    struct number_line *line = add_line(stage, a);
    line->rule_above = true;
    add_word(stage, line, stage->theme->text, false,
             stage_same_number(shown, shown_total) ? "sum  =  " : "sum  ≈  ");
    add_word(stage, line, stage->theme->gradient, true, text);
    return total;
}

/* The left side at the pinned cell, by forward mode; false where it is not a derivative. */
static bool forward_value(struct stage *stage, const struct cg_expr *lhs, double *value)
{
    if (!stage_has_op(lhs, CG_GRAD) && !stage_has_op(lhs, CG_PARTIAL))
        return false;
    if (cg_is_index_notation(lhs)) {
        struct cg_bindings at = stage_pinned(stage);
        *value = cg_eval_at(stage->frame->env, lhs, &at);
    } else {
        *value = matrix_at(cg_eval(stage->frame->env, stage->arena, lhs), stage->pin_row,
                           stage->pin_col);
    }
    return true;
}

static void put_check(struct stage *stage, struct stage_arithmetic *a, const struct cg_expr *lhs,
                      double value)
{
    const struct cg_check *checks = stage->frame->checks;
    double forward, shown;
    if (stage->axes.n_loose > 0 || !forward_value(stage, lhs, &forward))
        return;
    struct number_line *line = add_line(stage, a);
    const double roundings = 1e-15 / CG_TOLERANCE; /* what cancels leaves no more than these */
    bool agrees = cg_relative_error(value, forward, roundings) < CG_TOLERANCE;
    bool holds = !checks || !stage->step || !checks[stage->step->id].checked ||
                 checks[stage->step->id].holds;
    const char *text = number_text(stage, forward, &shown);
    if (agrees && holds) {
        add_word(stage, line, stage->theme->good, false, "✓  ");
        add_word(stage, line, stage->theme->dim, false,
                 cg_format(stage->arena, "forward mode finds %s too", text));
    } else {
        add_word(stage, line, stage->theme->bad, true, "✗  ");
        add_word(stage, line, stage->theme->bad, false,
                 agrees ? "the line does not hold for every cell"
                        : cg_format(stage->arena, "forward mode finds %s", text));
    }
}

static void put_header(struct stage *stage, struct stage_arithmetic *a)
{
    const struct stage_axes *axes = &stage->axes;
    const char *text = "";
    if (axes->pin_row.letter)
        text = cg_format(stage->arena, "$%c$ = %zu", axes->pin_row.letter, stage->pin_row + 1);
    if (axes->pin_col.letter)
        text = cg_format(stage->arena, "%s%s$%c$ = %zu", text, *text ? ", " : "",
                         axes->pin_col.letter, stage->pin_col + 1);
    const char *what = axes->n_loose > 0 ? "for" : "the cell";
    add_word(stage, add_line(stage, a), stage->theme->dim, false,
             *text ? cg_format(stage->arena, "%s %s", what, text) : "in numbers");
}

struct stage_arithmetic stage_arithmetic_of(struct stage *stage, const struct cg_expr *lhs,
                                            const struct cg_expr *rhs)
{
    struct stage_arithmetic a = {0};
    put_header(stage, &a);
    struct summands all = open_line(stage, rhs);
    if (all.too_many)
        add_word(stage, add_line(stage, &a), stage->theme->dim, false,
                 cg_format(stage->arena, all.added ? "%zu numbers, added up" : "%zu numbers",
                           all.too_many));
    else
        put_check(stage, &a, lhs, put_summands(stage, &a, &all));
    return a;
}

/* ---- layout ---- */

static float word_width(struct stage *stage, const struct number_word *word, float size)
{
    if (word->strong)
        return stage_text_width(stage, CG_FACE_SEMIBOLD, size, word->text);
    return stage_rich(stage, 0, 0, size, word->color, word->text, false);
}

static float line_height(float em, bool first)
{
    return (first ? 1.7f : 1.62f) * em;
}

void stage_arithmetic_measure(struct stage *stage, const struct stage_arithmetic *arithmetic,
                              float scale, float *w, float *h)
{
    float em = stage->em * stage_text_scale(stage, scale);
    *w = *h = 0;
    for (size_t i = 0; i < arithmetic->count; i++) {
        const struct number_line *line = &arithmetic->lines[i];
        float x = 0;
        for (size_t j = 0; j < line->count; j++)
            x += word_width(stage, &line->words[j], em);
        *w = fmaxf(*w, x);
        *h += line_height(em, i == 0) + (line->rule_above ? 0.5f * em : 0);
    }
}

void stage_arithmetic_draw(struct stage *stage, const struct stage_arithmetic *arithmetic,
                           float scale, float x, float y)
{
    float em = stage->em * stage_text_scale(stage, scale), w, h;
    stage_arithmetic_measure(stage, arithmetic, scale, &w, &h);
    for (size_t i = 0; i < arithmetic->count; i++) {
        const struct number_line *line = &arithmetic->lines[i];
        if (line->rule_above) {
            y += 0.25f * em;
            cg_scene_rect(stage->scene, (struct cg_box){x, y, w, stage_hairline(stage)}, 0,
                          stage->theme->line);
            stage_tag_fixed(stage, "sum", 0);
            y += 0.25f * em;
        }
        float at = x;
        for (size_t j = 0; j < line->count; j++) {
            const struct number_word *word = &line->words[j];
            struct cg_color color = line->dim ? stage->theme->faint : word->color;
            if (word->strong)
                at += stage_text(stage, CG_FACE_SEMIBOLD, at, y + 1.1f * em, em, color, word->text);
            else
                at += stage_rich(stage, at, y + 1.1f * em, em, color, word->text, true);
        }
        y += line_height(em, i == 0);
    }
}
