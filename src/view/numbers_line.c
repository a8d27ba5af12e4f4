/* The rung of numbers: the pinned cell's numbers in place of the terms, one row a summand. */
#include "view/stage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 5, MOST_SUMMANDS = 1000 };

const char *stage_number_tex(struct stage *stage, struct cg_number_format format, double number)
{
    char text[32];
    cg_number_text(text, format, number);
    const char *digits = text;
    bool minus = strncmp(text, "−", strlen("−")) == 0;
    if (minus)
        digits += strlen("−");
    const char *tex = cg_format(stage->arena, "%s%s", minus ? "-" : "", digits);
    if (format.exponent && number != 0)
        tex = cg_format(stage->arena, "%s \\cdot 10^{%d}", tex, format.exponent);
    return tex;
}

double stage_shown_number(struct cg_number_format format, double number)
{
    char text[32];
    cg_number_text(text, format, number);
    bool minus = strncmp(text, "−", strlen("−")) == 0;
    double size = strtod(minus ? text + strlen("−") : text, NULL);
    return (minus ? -size : size) * pow(10, format.exponent);
}

bool stage_same_number(double a, double b)
{
    return a == b || fabs(a - b) <= 1e-13 * fmax(fabs(a), fabs(b));
}

static const struct cg_value *first_value(const struct cg_expr *node)
{
    if (node->op == CG_NAME)
        return node->u.value;
    const struct cg_value *found = NULL;
    for (size_t i = 0; i < node->n_args && !found; i++)
        found = first_value(node->args[i]);
    return found;
}

/* An object that has the colour of the whole factor. */
static struct cg_object number_object(const struct cg_expr *node)
{
    const struct cg_expr *inner = node->op == CG_ENTRY ? node->args[0] : node;
    if (inner->op == CG_KRON)
        return (struct cg_object){.kind = CG_OBJECT_DELTA, .node = node};
    if (inner->op == CG_APPLY)
        return (struct cg_object){.kind = CG_OBJECT_FUNCTION, .node = node};
    if (inner->op == CG_PARTIAL || inner->op == CG_GRAD || !first_value(node))
        return (struct cg_object){.kind = CG_OBJECT_TERM, .node = inner};
    return (struct cg_object){.kind = CG_OBJECT_VALUE, .node = node, .value = first_value(node)};
}

static const struct cg_formula *number_formula(struct stage *stage, const struct cg_expr *node,
                                               struct cg_number_format format, double number,
                                               bool dot, bool brackets)
{
    const char *tex = stage_number_tex(stage, format, number);
    struct cg_objects *all = &stage->objects;
    all->objects =
        cg_grow(all->arena, all->objects, all->count, &all->capacity, sizeof *all->objects);
    all->objects[all->count++] = number_object(node);
    bool wrap = brackets && tex[0] == '-';
    return stage_typeset(stage,
                         cg_format(stage->arena, "%s\\obj{%zu}{%s%s%s}", dot ? "\\cdot\\," : "",
                                   all->count, wrap ? "(" : "", tex, wrap ? ")" : ""));
}

/* The sums of one addend, and which of its summands are shown, one a row: all of a few; of many
 * those that are not zero. */
struct scope {
    struct cg_index index[3];
    size_t size[3];
    size_t n, count;
    size_t shown[MOST_ROWS], n_shown;
    bool all; /* those left out are zero */
};

static struct scope scope_of(struct stage *stage, const struct stage_line *line, size_t term)
{
    struct scope scope = {.count = 1, .all = true};
    for (size_t i = 0; i < line->count && scope.n < 3; i++) {
        const struct stage_piece *piece = &line->pieces[i];
        if (piece->kind != PIECE_SUM || piece->term != term)
            continue;
        struct cg_index over = piece->node->u.over;
        scope.index[scope.n] = over;
        scope.size[scope.n] = stage_size(stage, over);
        scope.count *= scope.size[scope.n++];
    }
    return scope;
}

static void bind(const struct scope *scope, size_t summand, struct cg_bindings *bindings)
{
    for (size_t i = scope->n; i-- > 0;) {
        bindings->at[(unsigned char)scope->index[i].letter & 127] = summand % scope->size[i];
        summand /= scope->size[i];
    }
}

static bool is_zero(struct stage *stage, const struct stage_line *line, size_t term,
                    const struct cg_bindings *bindings)
{
    for (size_t i = 0; i < line->count; i++) {
        const struct stage_piece *piece = &line->pieces[i];
        if (piece->kind == PIECE_FACTOR && piece->term == term &&
            cg_eval_at(stage->frame->env, piece->node, bindings) == 0)
            return true;
    }
    return false;
}

static void choose_rows(struct stage *stage, const struct stage_line *line, size_t term,
                        struct scope *scope)
{
    size_t left = 0;
    for (size_t at = 0; at < scope->count && at < MOST_SUMMANDS; at++) {
        struct cg_bindings bindings = stage_pinned(stage);
        bind(scope, at, &bindings);
        if (scope->count > 3 && is_zero(stage, line, term, &bindings))
            continue;
        if (scope->n_shown < MOST_ROWS)
            scope->shown[scope->n_shown++] = at;
        else
            left++;
    }
    scope->all = left == 0 && scope->count <= MOST_SUMMANDS;
    if (scope->n_shown == 0)
        scope->shown[scope->n_shown++] = 0;
}

static struct cg_number_format format_of(const struct stage_piece *piece, double number)
{
    if (number == 0)
        return (struct cg_number_format){0, 0};
    return piece->has_grid ? piece->grid.format : cg_number_format(&number, 1, 3);
}

/* What stands in a piece's place in one row: NULL, nothing. */
static const struct cg_formula *row_formula(struct stage *stage, const struct stage_line *line,
                                            size_t at, const struct cg_bindings *bindings,
                                            double *shown)
{
    const struct stage_piece *piece = &line->pieces[at], *before = piece - 1;
    bool follows = before->kind == PIECE_FACTOR || before->kind == PIECE_NUMBER;
    *shown = 1;
    if (piece->kind == PIECE_NUMBER) {
        *shown = piece->node->u.number.value;
        if (line->n_rows == 1)
            return piece->formula;
        struct cg_number_format format = cg_number_format(shown, 1, 3);
        return number_formula(stage, piece->node, format, *shown, follows, at > 2);
    }
    if (piece->kind != PIECE_FACTOR)
        return NULL;
    double number = cg_eval_at(stage->frame->env, piece->node, bindings);
    struct cg_number_format format = format_of(piece, number);
    *shown = stage_shown_number(format, number);
    return number_formula(stage, piece->node, format, number, follows, at > 2);
}

/* One piece in all rows. From the second row on a plus stands before the first piece of an addend.
 * `product`: for each row, what its numbers as shown come to so far. */
static void fill_piece(struct stage *stage, struct stage_line *line, size_t at,
                       const struct scope *scope, double *product)
{
    struct stage_piece *piece = &line->pieces[at];
    const struct stage_piece *before = &line->pieces[at - 1];
    piece->numbers = cg_alloc_array(stage->arena, line->n_rows, sizeof *piece->numbers);
    bool leads = before->kind == PIECE_RELATION || before->kind == PIECE_PLUS;
    for (size_t row = 0; row < scope->n_shown; row++) {
        struct cg_bindings bindings = stage_pinned(stage);
        bind(scope, scope->shown[row], &bindings);
        double shown;
        const struct cg_formula *formula = row_formula(stage, line, at, &bindings, &shown);
        if (row + 1 == MOST_ROWS && !scope->all)
            formula = piece->kind == PIECE_FACTOR ? stage_typeset(stage, "\\ldots") : NULL;
        product[row] *= shown;
        if (leads && row > 0)
            formula =
                stage_typeset(stage, cg_format(stage->arena, "{}+{}%s%s", formula ? "\\," : "",
                                               formula && formula->tex ? formula->tex : ""));
        piece->numbers[row] = formula;
    }
}

/* The numbers of one addend; returns what they come to as shown. */
static double fill_term(struct stage *stage, struct stage_line *line, size_t term, bool *all_shown)
{
    struct scope scope = scope_of(stage, line, term);
    choose_rows(stage, line, term, &scope);
    double product[MOST_ROWS] = {1, 1, 1, 1, 1}, total = 0, sign = 1;
    for (size_t i = 2; i < line->count; i++) {
        const struct stage_piece *piece = &line->pieces[i];
        if (piece->term != term || piece->kind == PIECE_RELATION)
            continue;
        if (piece->kind == PIECE_PLUS)
            sign = piece->minus ? -1 : 1;
        else
            fill_piece(stage, line, i, &scope, product);
    }
    *all_shown &= scope.all;
    for (size_t row = 0; row < scope.n_shown; row++)
        total += sign * product[row];
    return total;
}

/* A piece that stands in the last row only. */
static void add_last(struct stage *stage, struct stage_line *line, enum piece_kind kind,
                     const struct cg_formula *formula)
{
    line->pieces =
        cg_grow(stage->arena, line->pieces, line->count, &line->capacity, sizeof *line->pieces);
    struct stage_piece *piece = &line->pieces[line->count++];
    *piece = (struct stage_piece){.kind = kind, .formula = formula, .term = line->n_terms};
    piece->numbers = cg_alloc_array(stage->arena, line->n_rows, sizeof *piece->numbers);
    piece->numbers[line->n_rows - 1] = formula;
}

/* Digits in place of the index letters of the left side: [dJ/dW]_21. */
static const char *pinned_tex(struct stage *stage, const char *tex)
{
    const struct cg_bindings at = stage_pinned(stage);
    size_t length = strlen(tex);
    char *out = cg_alloc(stage->arena, 4 * length + 1);
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        char *end;
        long id = strncmp(tex + i, "\\obj{", 5) == 0 ? strtol(tex + i + 5, &end, 10) : 0;
        if (id > 0 && (size_t)id <= stage->objects.count && strncmp(end, "}{", 2) == 0 &&
            stage->objects.objects[id - 1].kind == CG_OBJECT_INDEX && end[2] && end[3] == '}') {
            size_t value = at.at[(unsigned char)end[2] & 127] + 1;
            const char *digits =
                cg_format(stage->arena, "%.*s%zu}", (int)(end + 2 - (tex + i)), tex + i, value);
            memcpy(out + n, digits, strlen(digits));
            n += strlen(digits);
            i = (size_t)(end + 3 - tex);
        } else {
            out[n++] = tex[i];
        }
    }
    return out;
}

void stage_line_numbers(struct stage *stage, struct stage_line *line)
{
    line->n_rows = 1;
    for (size_t t = 0; t < line->n_terms; t++) {
        struct scope scope = scope_of(stage, line, t);
        choose_rows(stage, line, t, &scope);
        if (scope.n_shown > line->n_rows)
            line->n_rows = scope.n_shown;
    }
    double total = 0;
    bool all_shown = true;
    size_t factors = line->count - 2;
    for (size_t t = 0; t < line->n_terms; t++)
        total += fill_term(stage, line, t, &all_shown);
    line->pieces[0].formula = stage_typeset(stage, pinned_tex(stage, line->pieces[0].formula->tex));
    if (factors < 2)
        return;
    struct cg_bindings at = stage_pinned(stage);
    double result = cg_eval_at(stage->frame->env, line->rhs, &at);
    struct cg_number_format format = cg_number_format(&result, 1, 3);
    bool exact = all_shown && stage_same_number(total, stage_shown_number(format, result));
    add_last(stage, line, PIECE_RELATION, stage_typeset(stage, exact ? "=" : "\\approx"));
    add_last(stage, line, PIECE_FACTOR,
             number_formula(stage, line->lhs, format, result, false, false));
}
