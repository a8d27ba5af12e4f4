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
static bool read_matrices(struct cg_opening *o, struct cg_slice left, struct cg_slice right,
                          struct cg_claim *claim, struct cg_error *error)
{
    if (cg_read_expr(o, left, &claim->left, error) != CG_FITS ||
        cg_read_expr(o, right, &claim->right, error) != CG_FITS)
        return false;
    spread_zero(o->lesson, &claim->left, claim->right);
    spread_zero(o->lesson, &claim->right, claim->left);
    return true;
}

bool cg_read_claim(struct cg_opening *o, struct cg_slice line, struct cg_claim *claim)
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
    *claim = (struct cg_claim){.text = cg_slice_copy(&lesson->arena, line), .place = line.place};
    if (!read_matrices(o, left, right, claim, o->error)) {
        if (!looks_indexed(line) || !cg_read_indexed(o, line, &claim->left, &claim->right))
            return false;
    } else if (!cg_same_shape(model, claim->left->shape, claim->right->shape)) {
        return fail_shapes(o, line, claim->left->shape, claim->right->shape);
    }
    claim->check = cg_verify_equation(model, &lesson->env, claim->left, claim->right, 3);
    return true;
}
