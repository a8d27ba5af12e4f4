/* The rung of numbers: the pinned cell's numbers in place of the terms, one row a summand. */
#include "view/stage.h"

#include <string.h>

enum { MOST_ROWS = 5 };

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

/* The sums that a piece stands in: those of its addend that come before it. */
struct scope {
    struct cg_index index[3];
    size_t size[3];
    size_t n, count;
};

static struct scope scope_of(struct stage *stage, const struct stage_line *line, size_t term)
{
    struct scope scope = {.count = 1};
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

static void bind(const struct scope *scope, size_t row, struct cg_bindings *bindings)
{
    for (size_t i = scope->n; i-- > 0;) {
        bindings->at[(unsigned char)scope->index[i].letter & 127] = row % scope->size[i];
        row /= scope->size[i];
    }
}

static void fill_piece(struct stage *stage, struct stage_line *line, size_t at,
                       const struct scope *scope)
{
    struct stage_piece *piece = &line->pieces[at];
    const struct stage_piece *before = &line->pieces[at - 1];
    piece->numbers = cg_alloc_array(stage->arena, line->n_rows, sizeof *piece->numbers);
    bool follows = before->kind == PIECE_FACTOR || before->kind == PIECE_NUMBER;
    for (size_t row = 0; row < line->n_rows && row < scope->count; row++) {
        struct cg_bindings bindings = stage_pinned(stage);
        bind(scope, row, &bindings);
        bool dots = row + 1 == line->n_rows && scope->count > line->n_rows;
        if (dots) {
            piece->numbers[row] =
                stage_typeset(stage, piece->kind == PIECE_FACTOR ? "\\ldots" : "{}");
        } else if (piece->kind == PIECE_SUM) {
            piece->numbers[row] = stage_typeset(stage, row ? "{}+{}" : "{}");
        } else if (piece->kind == PIECE_NUMBER) {
            piece->numbers[row] = piece->formula;
        } else if (piece->kind == PIECE_FACTOR) {
            double number = cg_eval_at(stage->frame->env, piece->node, &bindings);
            struct cg_number_format format =
                piece->has_grid ? piece->grid.format : cg_number_format(&number, 1, 3);
            piece->numbers[row] =
                number_formula(stage, piece->node, format, number, follows, at > 2);
        }
    }
}

void stage_line_numbers(struct stage *stage, struct stage_line *line)
{
    line->n_rows = 1;
    for (size_t t = 0; t < line->n_terms; t++) {
        size_t count = scope_of(stage, line, t).count;
        if (count > line->n_rows)
            line->n_rows = count;
    }
    if (line->n_rows > MOST_ROWS)
        line->n_rows = MOST_ROWS;
    size_t count = line->count;
    for (size_t i = 2; i < count; i++) {
        struct stage_piece *piece = &line->pieces[i];
        if (piece->kind == PIECE_PLUS || piece->kind == PIECE_RELATION)
            continue;
        struct scope scope = scope_of(stage, line, piece->term);
        fill_piece(stage, line, i, &scope);
    }
}
