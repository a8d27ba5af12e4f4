/* Equations in index notation, as a lesson states them and as the board prints them:
 *
 *   dJ/dW[k,l] = sum_i (Y[i] - T[i]) * f'(Z[i]) * delta(i,l) * H[k]
 *   ∂J/∂W_kl = Σ_i [Y − T]_i [f′(Z)]_i H_k δ_il
 *
 * They are read by the parser of the model language, to which this adds its operands. A letter runs
 * over the axis that it stands at; a sum binds it in the product that follows.
 */
#include "algebra/parser.h"

#include "algebra/shape.h"

#include <chalkgrad/index.h>
#include <chalkgrad/strbuf.h>

#include <string.h>

bool cg_index_begins(const struct cg_parser *parser)
{
    switch ((int)cg_peek(parser)->kind) {
    case CG_TOKEN_NAME:
    case CG_TOKEN_NUMBER:
    case CG_TOKEN_OPEN:
    case CG_TOKEN_OPEN_ROW:
    case CG_TOKEN_SUM_OVER:
    case CG_TOKEN_DELTA:
    case CG_TOKEN_D:
        return true;
    case CG_TOKEN_NORM: /* the closing one begins nothing */
        return !parser->norms;
    default:
        return false;
    }
}

/* ---- letters ---- */

/* `letter` runs over `dim`, as far as anybody knows of it, and so do those that deltas tie to it.
 */
static bool set_dim(struct cg_parser *parser, const struct cg_token *token, char letter, int dim)
{
    struct cg_model *model = parser->model;
    for (int hops = 0; letter && hops < 128; hops++) {
        int at = letter;
        if (parser->scope->of[at].known && !cg_dim_equate(model, parser->scope->of[at].dim, dim))
            return cg_parser_fail(
                parser, token, "%c runs over %zu values elsewhere and over %zu here", letter,
                cg_dim_size(model, parser->scope->of[at].dim), cg_dim_size(model, dim));
        parser->scope->of[at].known = true;
        parser->scope->of[at].dim = cg_dim_root(model, dim);
        letter = parser->scope->of[at].same_as;
        parser->scope->of[at].same_as = 0;
    }
    return true;
}

/* Hands an axis its letter; an axis of size 1 has none. */
static bool take_letter(struct cg_parser *parser, const struct cg_token *token,
                        const char **letters, int dim, struct cg_index *out)
{
    *out = (struct cg_index){0, 0};
    if (!cg_dim_root(parser->model, dim))
        return true;
    *out = (struct cg_index){*(*letters)++, dim};
    return set_dim(parser, token, out->letter, dim);
}

/* Both letters of an entry of `shape`, from the index token. */
static bool take_letters(struct cg_parser *parser, const struct cg_token *token, const char *what,
                         struct cg_shape shape, struct cg_index *row, struct cg_index *col)
{
    const struct cg_model *model = parser->model;
    size_t axes = (cg_dim_root(model, shape.rows) != 0) + (cg_dim_root(model, shape.cols) != 0);
    const char *letters = token->letters;
    if (strlen(letters) != axes)
        return cg_parser_fail(parser, token,
                              axes == 2   ? "%s is %zu x %zu: it takes two indices, as in W[k,l]"
                              : axes == 1 ? "%s is %zu x %zu: it takes one index, as in H[k]"
                                          : "%s is %zu x %zu: a number takes no index",
                              what, cg_rows(model, shape), cg_cols(model, shape));
    return take_letter(parser, token, &letters, shape.rows, row) &&
           take_letter(parser, token, &letters, shape.cols, col);
}

/* ---- operands ---- */

/* A term as it was written, not too much of it. */
static const char *written(struct cg_parser *parser, const struct cg_term *term)
{
    const struct cg_token *first = &parser->tokens.items[term->first];
    const struct cg_token *last = &parser->tokens.items[term->last];
    size_t length = (size_t)(last->start + last->size - first->start);
    return length > 40 ? "this" : cg_strndup(parser->model->arena, first->start, length);
}

static bool whole_matrix(struct cg_parser *parser, const struct cg_term *term)
{
    const struct cg_model *model = parser->model;
    struct cg_shape shape = term->expr->shape;
    bool two = cg_dim_root(model, shape.rows) && cg_dim_root(model, shape.cols);
    const char *text = written(parser, term);
    return cg_parser_fail_over(parser, term->first, term->last,
                               "%s is a matrix, %zu x %zu: say which entry, as in %s[%s]", text,
                               cg_rows(model, shape), cg_cols(model, shape),
                               strcmp(text, "this") ? text : "(...)", two ? "k,l" : "k");
}

bool cg_index_mixes(struct cg_parser *parser, const struct cg_term *left,
                    const struct cg_term *right)
{
    if (!parser->scope)
        return true;
    if (!cg_is_scalar(parser->model, left->expr->shape) && cg_has_indices(right->expr))
        return whole_matrix(parser, left);
    if (!cg_is_scalar(parser->model, right->expr->shape) && cg_has_indices(left->expr))
        return whole_matrix(parser, right);
    return true;
}

bool cg_index_entry(struct cg_parser *parser, struct cg_term *out)
{
    const struct cg_token *token = cg_peek(parser);
    struct cg_index row = {0}, col = {0};
    if (cg_has_indices(out->expr))
        return cg_parser_fail(parser, token, "this has its indices already");
    if (!take_letters(parser, token, written(parser, out), out->expr->shape, &row, &col))
        return false;
    parser->at++;
    return cg_build(parser, cg_entry(parser->model->arena, out->expr, row, col), out->depth + 1,
                    out->first, parser->at - 1, out);
}

/* [HW + B]_k: an entry of a matrix that has no name; the brackets alone are no more than ( ). */
static bool parse_brackets(struct cg_parser *parser, struct cg_term *out)
{
    size_t first = parser->at++;
    if (!cg_parse_sum(parser, out))
        return false;
    if (!cg_accept(parser, CG_TOKEN_CLOSE_ROW))
        return cg_parser_unclosed(parser, first);
    out->first = first;
    out->last = parser->at - 1;
    if (cg_peek(parser)->kind == CG_TOKEN_INDEX)
        return true; /* it is read next */
    if (cg_is_scalar(parser->model, out->expr->shape))
        return true;
    return cg_parser_expected(parser, "the indices behind the bracket, as in [H @ W]_k");
}

/* ‖X‖² is the sum of squares, ‖X‖ its root. */
static bool parse_norm(struct cg_parser *parser, struct cg_term *out)
{
    size_t first = parser->at++;
    parser->norms++;
    bool ok = cg_parse_sum(parser, out);
    parser->norms--;
    if (!ok)
        return false;
    if (!cg_accept(parser, CG_TOKEN_NORM))
        return cg_parser_expected(parser, "‖");
    struct cg_arena *arena = parser->model->arena;
    const struct cg_expr *norm = cg_unary(arena, CG_NORM2, out->expr, (struct cg_shape){0, 0});
    const struct cg_token *power = cg_peek_at(parser, 1);
    if (cg_peek(parser)->kind == CG_TOKEN_POWER && power->kind == CG_TOKEN_NUMBER &&
        power->number == 2)
        parser->at += 2;
    else
        norm = cg_apply(arena, cg_model_function(parser->model, "sqrt"), 0, norm);
    return cg_build(parser, norm, out->depth + 1, first, parser->at - 1, out);
}

static bool parse_delta(struct cg_parser *parser, struct cg_term *out)
{
    const struct cg_token *token = cg_peek(parser);
    char a = token->letters[0], b = token->letters[1];
    int x = a, y = b;
    parser->at++;
    if (parser->scope->of[x].known && !set_dim(parser, token, b, parser->scope->of[x].dim))
        return false;
    if (parser->scope->of[y].known && !set_dim(parser, token, a, parser->scope->of[y].dim))
        return false;
    if (!parser->scope->of[x].known) { /* they run over the same, whatever that is */
        parser->scope->of[x].same_as = b;
        parser->scope->of[y].same_as = a;
    }
    struct cg_index row = {a, parser->scope->of[x].dim}, col = {b, parser->scope->of[y].dim};
    return cg_build(parser, cg_kron(parser->model->arena, row, col), 1, parser->at - 1,
                    parser->at - 1, out);
}

/* The letters of a sum, bound in the product that follows. */
static bool parse_sum_over(struct cg_parser *parser, struct cg_term *out)
{
    size_t first = parser->at++;
    const struct cg_token *token = &parser->tokens.items[first];
    const char *letters = token->letters;
    struct cg_index_scope outer = *parser->scope;
    for (const char *l = letters; *l; l++) {
        if (parser->scope->of[(int)*l].known || strchr(l + 1, *l))
            return cg_parser_fail(parser, token,
                                  "%c means something already: sum over another letter", *l);
        parser->scope->of[(int)*l].same_as = 0;
    }
    if (!cg_parse_product(parser, out))
        return false;
    for (const char *l = letters + strlen(letters); l-- > letters;) {
        int at = *l;
        if (!parser->scope->of[at].known)
            return cg_parser_fail(parser, token, "nothing behind this sum says what %c runs over",
                                  *l);
        struct cg_index index = {*l, parser->scope->of[at].dim};
        if (!cg_build(parser, cg_sum_over(parser->model->arena, index, out->expr), out->depth + 1,
                      first, out->last, out))
            return false;
        parser->scope->of[at] = outer.of[at];
    }
    return true;
}

/* A name and its indices, on either side of a derivative. */
static const struct cg_value *take_variable(struct cg_parser *parser, struct cg_index *row,
                                            struct cg_index *col, bool *bare)
{
    const struct cg_token *token = cg_peek(parser);
    const struct cg_value *value =
        token->kind == CG_TOKEN_NAME ? cg_parser_value(parser, cg_token_text(parser, token)) : NULL;
    *row = *col = (struct cg_index){0, 0};
    if (!value || value->kind == CG_VALUE_RESULT) {
        cg_parser_expected(parser, "the name of a value, as in dJ/dW[k,l]");
        return NULL;
    }
    parser->at++;
    *bare = cg_peek(parser)->kind != CG_TOKEN_INDEX;
    if (*bare)
        return value;
    const struct cg_token *index = cg_peek(parser);
    parser->at++;
    return take_letters(parser, index, value->name, value->shape, row, col) ? value : NULL;
}

/* What is differentiated has its entry chosen, or is one number. */
static bool needs_index(struct cg_parser *parser, size_t token, const struct cg_value *value,
                        bool bare)
{
    if (!bare || cg_is_scalar(parser->model, value->shape))
        return true;
    bool two = cg_dim_root(parser->model, value->shape.rows) &&
               cg_dim_root(parser->model, value->shape.cols);
    return cg_parser_fail(parser, &parser->tokens.items[token],
                          "%s is %zu x %zu: say which entry, as in %s[%s]", value->name,
                          cg_rows(parser->model, value->shape),
                          cg_cols(parser->model, value->shape), value->name, two ? "k,l" : "k");
}

/* dJ/dW[k,l], ∂Y_i/∂W_kl, ∂/∂W_kl of the product that follows; dJ/dW alone is the matrix. All paths
 * through the definitions count. */
static bool parse_derivative(struct cg_parser *parser, struct cg_term *out)
{
    struct cg_arena *arena = parser->model->arena;
    size_t first = parser->at++, below;
    const struct cg_value *of = NULL, *wrt;
    struct cg_index at[4];
    bool bare_of = true, bare_wrt;
    if (cg_peek(parser)->kind != CG_TOKEN_SLASH &&
        !(of = take_variable(parser, &at[0], &at[1], &bare_of)))
        return false;
    if (!cg_accept(parser, CG_TOKEN_SLASH) || !cg_accept(parser, CG_TOKEN_D))
        return cg_parser_expected(parser, "/d and what to derive by, as in dJ/dW[k,l]");
    below = parser->at;
    if (!(wrt = take_variable(parser, &at[2], &at[3], &bare_wrt)))
        return false;
    if (of && bare_of && bare_wrt && cg_is_scalar(parser->model, of->shape) &&
        !cg_is_scalar(parser->model, wrt->shape))
        return cg_build(parser, cg_grad(arena, of, wrt), 1, first, parser->at - 1, out);
    if ((of && !needs_index(parser, first + 1, of, bare_of)) ||
        !needs_index(parser, below, wrt, bare_wrt))
        return false;
    size_t last = parser->at - 1;
    const struct cg_expr *moved = of ? cg_entry(arena, cg_name(arena, of), at[0], at[1]) : NULL;
    if (!of) {
        if (!cg_parse_product(parser, out))
            return false;
        if (!cg_is_scalar(parser->model, out->expr->shape))
            return whole_matrix(parser, out);
        moved = out->expr;
        last = out->last;
    }
    return cg_build(parser, cg_partial(arena, moved, wrt, at[2], at[3], true),
                    of ? 2 : out->depth + 1, first, last, out);
}

bool cg_index_operand(struct cg_parser *parser, struct cg_term *out)
{
    enum cg_token_kind kind = cg_peek(parser)->kind;
    if (++parser->depth > CG_DEEPEST)
        return cg_parser_fail(parser, cg_peek(parser), "this is nested more than %d levels deep",
                              CG_DEEPEST);
    bool ok = kind == CG_TOKEN_OPEN_ROW   ? parse_brackets(parser, out)
              : kind == CG_TOKEN_SUM_OVER ? parse_sum_over(parser, out)
              : kind == CG_TOKEN_DELTA    ? parse_delta(parser, out)
              : kind == CG_TOKEN_NORM     ? parse_norm(parser, out)
                                          : parse_derivative(parser, out);
    parser->depth--;
    return ok;
}

/* ---- a whole equation ---- */

/* Numbers of the model among entries become entries themselves, and deltas get the dims that are
 * known now. */
static const struct cg_expr *finish(struct cg_parser *parser, const struct cg_expr *expr,
                                    struct cg_index_scope scope)
{
    struct cg_arena *arena = parser->model->arena;
    if (expr->op == CG_ENTRY)
        return expr;
    if (!cg_has_indices(expr) && !cg_is_index_notation(expr)) {
        struct cg_index none = {0, 0};
        return cg_placed(arena, cg_entry(arena, expr, none, none), expr->place);
    }
    if (expr->op == CG_KRON) {
        struct cg_index row = expr->u.at.row, col = expr->u.at.col;
        row.dim = scope.of[(int)row.letter].dim;
        col.dim = scope.of[(int)col.letter].dim;
        return cg_placed(arena, cg_kron(arena, row, col), expr->place);
    }
    if (expr->op == CG_SUM_OVER)
        scope.of[(int)expr->u.over.letter].dim = expr->u.over.dim;
    if (!expr->n_args)
        return expr;
    const struct cg_expr **args = cg_alloc_array(arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = finish(parser, expr->args[i], scope);
    return cg_placed(arena, cg_with_args(arena, expr, args), expr->place);
}

/* The node at which a free index of that letter stands. */
static const struct cg_expr *find_letter(const struct cg_expr *expr, char letter)
{
    struct cg_index own[2];
    size_t n = expr->op == CG_SUM_OVER ? 0 : cg_node_indices(expr, own);
    for (size_t i = 0; i < n; i++)
        if (own[i].letter == letter)
            return expr;
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *found = find_letter(expr->args[i], letter);
        if (found && cg_has_free_index(expr, letter))
            return found;
    }
    return NULL;
}

static bool fail_at(struct cg_parser *parser, const struct cg_expr *at, const char *format,
                    char letter)
{
    for (size_t i = 0; at && i < parser->tokens.count; i++)
        if (parser->tokens.items[i].place.line == at->place.line &&
            parser->tokens.items[i].place.column == at->place.column)
            return cg_parser_fail(parser, &parser->tokens.items[i], format, letter, letter);
    return cg_parser_fail(parser, &parser->tokens.items[0], format, letter, letter);
}

/* Both sides are about single entries, and the right has no index that the left has not. */
static bool check_sides(struct cg_parser *parser, const struct cg_expr *left,
                        const struct cg_expr *right)
{
    struct cg_index free[32];
    size_t n = cg_free_indices(left, free, 32);
    if (n > CG_MOST_FREE)
        return cg_parser_fail(parser, cg_peek(parser), "an equation may have at most %d indices",
                              CG_MOST_FREE);
    for (size_t i = 0; i < n; i++)
        if (!parser->scope->of[(int)free[i].letter].known)
            return fail_at(parser, find_letter(left, free[i].letter),
                           "nothing says what %c runs over", free[i].letter);
    n = cg_free_indices(right, free, 32);
    for (size_t i = 0; i < n && i < 32; i++)
        if (!cg_has_free_index(left, free[i].letter))
            return fail_at(parser, find_letter(right, free[i].letter),
                           "%c stands on the right but not on the left: sum over it, as in sum_%c, "
                           "or name it on the left",
                           free[i].letter);
    return true;
}

static bool parse_side(struct cg_parser *parser, const struct cg_expr **out)
{
    struct cg_term term;
    if (!cg_parse_sum(parser, &term))
        return false;
    if (!cg_is_scalar(parser->model, term.expr->shape))
        return whole_matrix(parser, &term);
    *out = term.expr;
    return true;
}

static bool parse_equation(struct cg_parser *parser, const struct cg_expr **left,
                           const struct cg_expr **right)
{
    if (!parse_side(parser, left))
        return false;
    if (!cg_accept(parser, CG_TOKEN_EQUALS))
        return cg_parser_expected(parser, "= and the other side");
    if (!parse_side(parser, right))
        return false;
    if (cg_peek(parser)->kind != CG_TOKEN_END)
        return cg_parser_expected(parser, "the end of the equation");
    *left = finish(parser, *left, *parser->scope);
    *right = finish(parser, *right, *parser->scope);
    return check_sides(parser, *left, *right);
}

bool cg_parse_indexed(struct cg_model *model, struct cg_value *const *results, size_t n_results,
                      const char *text, size_t length, struct cg_place start,
                      const struct cg_expr **left, const struct cg_expr **right,
                      struct cg_error *error)
{
    if (length > CG_LONGEST_EQUATION)
        return cg_fail(error, model->file, start, "this equation is longer than %d bytes",
                       CG_LONGEST_EQUATION);
    struct cg_index_scope scope = {0};
    struct cg_parser parser = {.model = model,
                               .results = results,
                               .n_results = n_results,
                               .scope = &scope,
                               .gradients = true,
                               .text = text,
                               .length = length,
                               .start = start,
                               .error = error};
    struct cg_arena scratch;
    cg_arena_init(&scratch);
    struct cg_dims_state dims = cg_dims_save(model, &scratch);
    cg_index_tokens(&parser.tokens, model, results, n_results, text, length, start);
    bool ok = parse_equation(&parser, left, right);
    if (!ok)
        cg_dims_restore(model, &dims);
    cg_dims_flatten(model);
    cg_arena_finish(&scratch);
    cg_parser_finish(&parser);
    return ok;
}
