/* A line as pieces: the left side, signs, and factors that each stand over a grid. */
#include "view/stage.h"

#include <string.h>

/* TeX wrapped so that its own glyphs belong to `node`. */
static const char *owned(struct stage *stage, const struct cg_expr *node, const char *tex)
{
    struct cg_objects *all = &stage->objects;
    all->objects =
        cg_grow(all->arena, all->objects, all->count, &all->capacity, sizeof *all->objects);
    all->objects[all->count++] = (struct cg_object){.kind = CG_OBJECT_TERM, .node = node};
    return cg_format(stage->arena, "\\obj{%zu}{%s}", all->count, tex);
}

static const char *index_tex(struct stage *stage, const struct cg_expr *node, struct cg_index index)
{
    struct cg_objects *all = &stage->objects;
    all->objects =
        cg_grow(all->arena, all->objects, all->count, &all->capacity, sizeof *all->objects);
    all->objects[all->count++] =
        (struct cg_object){.kind = CG_OBJECT_INDEX, .node = node, .index = index};
    return cg_format(stage->arena, "\\obj{%zu}{%c}", all->count, index.letter);
}

static struct stage_piece *add_piece(struct stage *stage, struct stage_line *line,
                                     enum piece_kind kind, const struct cg_expr *node,
                                     const char *tex)
{
    line->pieces =
        cg_grow(stage->arena, line->pieces, line->count, &line->capacity, sizeof *line->pieces);
    struct stage_piece *piece = &line->pieces[line->count++];
    *piece = (struct stage_piece){
        .kind = kind, .node = node, .formula = stage_typeset(stage, tex), .term = line->n_terms};
    return piece;
}

/* ---- names under terms ---- */

static void add_brace(struct stage *stage, struct stage_piece *piece, const struct cg_expr *node,
                      const struct cg_value *value)
{
    struct stage_brace *braces = cg_alloc_array(stage->arena, piece->n_braces + 1, sizeof *braces);
    if (piece->n_braces)
        memcpy(braces, piece->braces, piece->n_braces * sizeof *braces);
    const char *kind = cg_product_kind(stage->model, node);
    braces[piece->n_braces++] = (struct stage_brace){
        .node = node,
        .value = value,
        .name = stage_typeset(stage, value->tex),
        .words = cg_format(stage->arena, "%s%s%s", stage_shape_text(stage, value->shape),
                           kind ? ", " : "", kind ? kind : ""),
    };
    piece->braces = braces;
}

/* Finds sub-terms that have a name; does not look into them. */
static void find_braces(struct stage *stage, struct stage_piece *piece, const struct cg_expr *node,
                        const struct cg_derivation *derivation)
{
    const struct cg_book *book = &stage->frame->lesson->book;
    if (node->op == CG_NAME || piece->n_braces >= 2)
        return;
    for (size_t i = 0; i < book->n_results; i++) {
        const struct cg_value *value = book->results[i];
        if (value->body && value->body->op != CG_NAME && cg_expr_equal(value->body, node)) {
            add_brace(stage, piece, node, value);
            return;
        }
    }
    for (size_t i = 0; i < node->n_args; i++)
        find_braces(stage, piece, node->args[i], derivation);
}

/* ---- splitting ---- */

static void add_factor(struct stage *stage, struct stage_line *line, const struct cg_expr *node,
                       bool brackets, bool grids)
{
    const char *tex = stage_tex(stage, node);
    if (brackets)
        tex = owned(stage, node, cg_format(stage->arena, "\\left(%s\\right)", tex));
    struct stage_piece *piece = add_piece(stage, line, PIECE_FACTOR, node, tex);
    if (grids)
        piece->has_grid = stage_grid_of(stage, node, &piece->grid);
    const struct cg_step *step = stage->step;
    find_braces(stage, piece, node, step ? step->derivation : NULL);
}

/* Does it reach to the right when typeset, so that it needs brackets before another factor? */
static bool is_prefix(const struct cg_expr *node)
{
    if (node->op == CG_SUM_OVER || (node->op == CG_SUM && node->u.axis == CG_AXIS_ALL))
        return true;
    if (node->op == CG_ENTRY && !node->u.at.row.letter && !node->u.at.col.letter)
        return node->args[0]->op == CG_ADD || node->args[0]->op == CG_NEG ||
               is_prefix(node->args[0]);
    const struct cg_expr *of = node->op == CG_PARTIAL ? node->args[0] : NULL;
    return of && of->op != CG_NAME && !(of->op == CG_ENTRY && of->args[0]->op == CG_NAME);
}

static void split_term(struct stage *stage, struct stage_line *line, const struct cg_expr *term,
                       bool last, bool grids);

static void split_factor(struct stage *stage, struct stage_line *line, const struct cg_expr *arg,
                         bool first, bool last, bool grids)
{
    if (arg->op == CG_MUL || (arg->op == CG_SUM_OVER && last)) {
        split_term(stage, line, arg, last, grids);
    } else if (arg->op == CG_NUMBER || arg->op == CG_SIZE) {
        bool brackets = arg->op == CG_NUMBER && arg->u.number.value < 0 && !first;
        const char *tex = stage_tex(stage, arg);
        bool dot = line->count > 0 && line->pieces[line->count - 1].kind == PIECE_NUMBER;
        tex = brackets ? cg_format(stage->arena, "\\left(%s\\right)", tex) : tex;
        add_piece(stage, line, PIECE_NUMBER, arg,
                  dot ? cg_format(stage->arena, "\\cdot %s", tex) : tex);
    } else {
        bool brackets = arg->op == CG_ADD || arg->op == CG_NEG || (is_prefix(arg) && !last);
        add_factor(stage, line, arg, brackets, grids);
    }
}

static void split_term(struct stage *stage, struct stage_line *line, const struct cg_expr *term,
                       bool last, bool grids)
{
    if (term->op == CG_SUM_OVER) {
        const struct cg_expr *body = term->args[0];
        const char *letter = index_tex(stage, term, term->u.over);
        const char *sign = cg_format(stage->arena, "\\sum_{%s}", letter);
        add_piece(stage, line, PIECE_SUM, term, owned(stage, term, sign));
        if (body->op == CG_ADD || body->op == CG_NEG)
            add_factor(stage, line, body, true, grids);
        else
            split_term(stage, line, body, last, grids);
    } else if (term->op == CG_MUL && cg_is_index_notation(term)) {
        for (size_t i = 0; i < term->n_args; i++)
            split_factor(stage, line, term->args[i], i == 0, last && i + 1 == term->n_args, grids);
    } else {
        add_factor(stage, line, term, false, grids && term->op != CG_NUMBER && term->op != CG_SIZE);
    }
}

static void split_addend(struct stage *stage, struct stage_line *line, const struct cg_expr *term,
                         bool first, bool grids)
{
    if (term->op == CG_NEG) {
        add_piece(stage, line, PIECE_PLUS, NULL, owned(stage, term, first ? "-" : "{}-{}"))->minus =
            true;
        term = term->args[0];
    } else if (!first) {
        add_piece(stage, line, PIECE_PLUS, NULL, "{}+{}");
    }
    if (term->op == CG_ADD)
        add_factor(stage, line, term, true, grids);
    else
        split_term(stage, line, term, true, grids);
    line->n_terms++;
}

struct stage_line stage_line_split(struct stage *stage, const struct cg_expr *lhs,
                                   const struct cg_expr *rhs, bool grids)
{
    struct stage_line line = {.lhs = lhs, .rhs = rhs};
    add_piece(stage, &line, PIECE_LHS, lhs, stage_tex(stage, lhs));
    add_piece(stage, &line, PIECE_RELATION, NULL, "=");
    if (!cg_is_index_notation(rhs)) {
        add_factor(stage, &line, rhs, false, grids && rhs->op == CG_NAME);
        line.n_terms = 1;
    } else if (rhs->op == CG_ADD) {
        for (size_t i = 0; i < rhs->n_args; i++)
            split_addend(stage, &line, rhs->args[i], i == 0, grids);
    } else {
        split_addend(stage, &line, rhs, true, grids);
    }
    return line;
}
