/* The `claim` block: lines that must be true. */
#include "lesson/opening.h"

#include <chalkgrad/strbuf.h>

#include <string.h>

/* The = that stands outside all brackets, or NULL. */
static const char *find_equals(struct cg_slice line)
{
    int depth = 0;
    for (size_t i = 0; i < line.length; i++) {
        char c = line.text[i];
        depth += (c == '(' || c == '[') - (c == ')' || c == ']');
        if (c == '=' && depth == 0)
            return line.text + i;
    }
    return NULL;
}

static bool fail_shapes(struct cg_opening *o, struct cg_slice line, struct cg_shape a,
                        struct cg_shape b)
{
    const struct cg_model *model = &o->lesson->model;
    size_t rows = cg_rows(model, a), cols = cg_cols(model, a);
    if (rows == cg_rows(model, b) && cols == cg_cols(model, b))
        return cg_slice_fail(&o->source, o->error, line,
                             "both sides are %zu x %zu only because different sizes happen to be "
                             "the same number",
                             rows, cols);
    return cg_slice_fail(&o->source, o->error, line,
                         "the left side is %zu x %zu and the right side %zu x %zu", rows, cols,
                         cg_rows(model, b), cg_cols(model, b));
}

/* Has the line a sign of index notation, so that its mistakes are told in its terms? */
static bool looks_indexed(struct cg_slice line)
{
    static const char *const signs[] = {"[", "Σ", "∑", "sum_", "delta(", "δ_", "_"};
    struct cg_strbuf text;
    bool found = false;
    cg_strbuf_init(&text);
    cg_putn(&text, line.text, line.length);
    for (size_t i = 0; i < sizeof signs / sizeof *signs && !found; i++)
        found = strstr(text.text, signs[i]) != NULL;
    cg_strbuf_finish(&text);
    return found;
}

/* 0 beside a matrix is the zero matrix. */
static void spread_zero(struct cg_lesson *lesson, const struct cg_expr **zero,
                        const struct cg_expr *other)
{
    if ((*zero)->op == CG_NUMBER && (*zero)->u.number.value == 0 &&
        !cg_is_scalar(&lesson->model, other->shape))
        *zero = cg_constant(&lesson->arena, CG_ZEROS, other->shape);
}

/* left = right, of whole matrices. */
static enum cg_fit read_matrices(struct cg_opening *o, struct cg_slice line, struct cg_slice left,
                                 struct cg_slice right, struct cg_claim *claim)
{
    enum cg_fit fit = cg_read_expr(o, left, &claim->left, o->error);
    if (fit == CG_FITS)
        fit = cg_read_expr(o, right, &claim->right, o->error);
    if (fit != CG_FITS)
        return fit;
    spread_zero(o->lesson, &claim->left, claim->right);
    spread_zero(o->lesson, &claim->right, claim->left);
    if (cg_same_shape(&o->lesson->model, claim->left->shape, claim->right->shape))
        return CG_FITS;
    fail_shapes(o, line, claim->left->shape, claim->right->shape);
    return CG_MISFIT;
}

bool cg_read_claim(struct cg_opening *o, struct cg_slice line, bool meant_false,
                   struct cg_claim *claim)
{
    struct cg_lesson *lesson = o->lesson;
    struct cg_model *model = &lesson->model;
    const char *equals = find_equals(line);
    if (!equals)
        return cg_slice_fail(&o->source, o->error, line,
                             "a claim is an equation, such as dJ/dW = H.T @ δ");
    size_t at = (size_t)(equals - line.text);
    struct cg_slice left = cg_slice_trim(cg_slice_part(line, 0, at));
    struct cg_slice right = cg_slice_trim(cg_slice_part(line, at + 1, line.length - at - 1));
    *claim = (struct cg_claim){.text = cg_slice_copy(&lesson->arena, line),
                               .place = line.place,
                               .meant_false = meant_false};
    enum cg_fit fit = read_matrices(o, line, left, right, claim);
    if (fit == CG_MISFIT && meant_false && !looks_indexed(line)) {
        claim->misfit = cg_strdup(&lesson->arena, o->error->text);
        claim->tex = cg_sketch_tex(o, line);
        claim->left = claim->right = NULL;
        return true;
    }
    bool both_fit = fit == CG_MISFIT && claim->left && claim->right;
    if (fit != CG_FITS && (both_fit || !looks_indexed(line) ||
                           !cg_read_indexed(o, line, &claim->left, &claim->right)))
        return false;
    claim->check =
        cg_verify_equation_within(model, &lesson->env, claim->left, claim->right, 3, &o->work);
    return true;
}
