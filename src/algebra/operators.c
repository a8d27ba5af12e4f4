/* What operators and the functions with rules of their own ask of their operands' shapes. */
#include "algebra/parser.h"

#include "algebra/names.h"
#include "algebra/shape.h"

#include <chalkgrad/strbuf.h>

#include <string.h>

bool cg_build_check(struct cg_parser *parser, const struct cg_term *term)
{
    const struct cg_model *model = parser->model;
    if (term->depth > CG_DEEPEST)
        return cg_parser_fail(parser, &parser->tokens.items[term->first],
                              "this is nested more than %d levels deep", CG_DEEPEST);
    size_t rows = cg_rows(model, term->expr->shape), cols = cg_cols(model, term->expr->shape);
    if (rows * cols > CG_MOST_ENTRIES) /* no overflow: sizes are at most 10^6 */
        return cg_parser_fail_over(parser, term->first, term->last,
                                   "this is %zu x %zu: a matrix may have at most 100,000,000 "
                                   "entries",
                                   rows, cols);
    return true;
}

bool cg_build(struct cg_parser *parser, const struct cg_expr *expr, int depth, size_t first,
              size_t last, struct cg_term *out)
{
    const struct cg_place place = parser->tokens.items[first].place;
    *out = (struct cg_term){expr, depth, first, last};
    if (!cg_build_check(parser, out))
        return false;
    out->expr = cg_placed(parser->model->arena, expr, place);
    return true;
}

/* An operand in a message: as written where that is short, else by its side. */
static void name_term(const struct cg_parser *parser, const struct cg_term *term, const char *other,
                      char *out, size_t size)
{
    const struct cg_token *first = &parser->tokens.items[term->first];
    const struct cg_token *last = &parser->tokens.items[term->last];
    size_t length = (size_t)(last->start + last->size - first->start);
    if (length > 40 || memchr(first->start, '\n', length))
        snprintf(out, size, "%s", other);
    else
        snprintf(out, size, "%.*s", (int)length, first->start);
}

/* "H is 1 x 3 and W is 2 x 3", which most messages begin with. */
static void name_shapes(const struct cg_parser *parser, const struct cg_term *left,
                        const struct cg_term *right, char *out, size_t size)
{
    const struct cg_model *model = parser->model;
    char a[64], b[64];
    name_term(parser, left, "the left side", a, sizeof a);
    name_term(parser, right, "the right side", b, sizeof b);
    struct cg_shape s = left->expr->shape, t = right->expr->shape;
    snprintf(out, size, "%s is %zu x %zu and %s is %zu x %zu", a, cg_rows(model, s),
             cg_cols(model, s), b, cg_rows(model, t), cg_cols(model, t));
}

bool cg_build_elementwise(struct cg_parser *parser, const char *symbol, const struct cg_term *left,
                          const struct cg_term *right, struct cg_shape *out)
{
    struct cg_model *model = parser->model;
    struct cg_shape a = left->expr->shape, b = right->expr->shape;
    bool rows_fit = cg_dim_broadcast(model, a.rows, b.rows, &out->rows);
    bool cols_fit = cg_dim_broadcast(model, a.cols, b.cols, &out->cols);
    if (rows_fit && cols_fit)
        return true;
    char shapes[200];
    name_shapes(parser, left, right, shapes, sizeof shapes);
    size_t m = rows_fit ? cg_cols(model, a) : cg_rows(model, a);
    size_t n = rows_fit ? cg_cols(model, b) : cg_rows(model, b);
    bool product = !strcmp(symbol, "*") && cg_cols(model, a) == cg_rows(model, b);
    return cg_parser_fail_over(parser, left->first, right->last,
                               "%s: %s goes entry by entry, and the numbers of %s %zu and %zu "
                               "differ%s",
                               shapes, symbol, rows_fit ? "columns" : "rows", m, n,
                               product ? " (the matrix product is @)" : "");
}

bool cg_build_matmul(struct cg_parser *parser, const struct cg_term *left,
                     const struct cg_term *right, struct cg_term *out)
{
    struct cg_model *model = parser->model;
    struct cg_shape a = left->expr->shape, b = right->expr->shape;
    if (!cg_dim_equate(model, a.cols, b.rows)) {
        char shapes[200];
        name_shapes(parser, left, right, shapes, sizeof shapes);
        bool number = cg_is_scalar(model, a) || cg_is_scalar(model, b);
        return cg_parser_fail_over(
            parser, left->first, right->last, "%s: the inner sizes %zu and %zu differ%s", shapes,
            cg_cols(model, a), cg_rows(model, b), number ? " (multiply by a number with *)" : "");
    }
    struct cg_shape shape = {cg_dim_root(model, a.rows), cg_dim_root(model, b.cols)};
    int depth = 1 + (left->depth > right->depth ? left->depth : right->depth);
    return cg_build(parser, cg_binary(model->arena, CG_MATMUL, left->expr, right->expr, shape),
                    depth, left->first, right->last, out);
}

static const char *const builtin_names[] = {
    "", "sum", "mean", "trace", "dot", "outer", "norm2", "softmax", "diag", "eye", "ones", "zeros",
};

const char *cg_builtin_name(enum cg_builtin builtin)
{
    return builtin_names[builtin];
}

enum cg_builtin cg_builtin_find(const char *name)
{
    for (int i = CG_BUILTIN_NONE + 1; i <= CG_BUILTIN_ZEROS; i++)
        if (!strcmp(name, builtin_names[i]))
            return (enum cg_builtin)i;
    return CG_BUILTIN_NONE;
}

/* A call while it is read. */
struct call {
    enum cg_builtin builtin;
    size_t name, open; /* tokens */
    struct cg_term args[2];
    enum cg_axis axis;
};

/* `, axis=0` or `, axis=1`, behind the argument of sum and mean. */
static bool parse_axis(struct cg_parser *parser, struct call *call)
{
    if (!cg_accept(parser, CG_TOKEN_COMMA))
        return true;
    if (!cg_token_is(cg_peek(parser), "axis") || cg_peek_at(parser, 1)->kind != CG_TOKEN_EQUALS)
        return cg_parser_expected(parser, "axis=0 (over the rows) or axis=1 (over the columns)");
    parser->at += 2;
    const struct cg_token *token = cg_peek(parser);
    if (token->kind != CG_TOKEN_NUMBER || (token->number != 0 && token->number != 1))
        return cg_parser_expected(parser, "0 (over the rows) or 1 (over the columns)");
    call->axis = token->number == 0 ? CG_AXIS_ROWS : CG_AXIS_COLS;
    parser->at++;
    return true;
}

static bool finish_call(struct cg_parser *parser, const struct call *call,
                        const struct cg_expr *expr, int depth, struct cg_term *out)
{
    if (cg_peek(parser)->kind == CG_TOKEN_COMMA)
        return cg_parser_fail(parser, cg_peek(parser), "%s has too many arguments",
                              builtin_names[call->builtin]);
    if (!cg_accept(parser, CG_TOKEN_CLOSE))
        return cg_parser_unclosed(parser, call->open);
    return cg_build(parser, expr, depth, call->name, parser->at - 1, out);
}

static bool parse_reduction(struct cg_parser *parser, struct call *call, struct cg_term *out)
{
    if (!cg_parse_sum(parser, &call->args[0]) || !parse_axis(parser, call))
        return false;
    enum cg_op op = call->builtin == CG_BUILTIN_SUM ? CG_SUM : CG_MEAN;
    return finish_call(parser, call,
                       cg_reduce(parser->model->arena, op, call->axis, call->args[0].expr),
                       call->args[0].depth + 1, out);
}

static bool is_vector(const struct cg_model *model, struct cg_shape shape)
{
    return cg_dim_root(model, shape.rows) == 0 || cg_dim_root(model, shape.cols) == 0;
}

/* A vector's size, whichever way it lies. */
static int vector_dim(const struct cg_model *model, struct cg_shape shape)
{
    int rows = cg_dim_root(model, shape.rows);
    return rows ? rows : cg_dim_root(model, shape.cols);
}

/* dot(a, b) and outer(a, b). */
static bool parse_pair(struct cg_parser *parser, struct call *call, struct cg_term *out)
{
    struct cg_model *model = parser->model;
    struct cg_term *a = &call->args[0], *b = &call->args[1];
    if (!cg_parse_sum(parser, a))
        return false;
    if (!cg_accept(parser, CG_TOKEN_COMMA))
        return cg_parser_expected(parser, "',' and a second argument");
    if (!cg_parse_sum(parser, b))
        return false;
    char shapes[200];
    name_shapes(parser, a, b, shapes, sizeof shapes);
    struct cg_shape shape = {0, 0};
    bool outer = call->builtin == CG_BUILTIN_OUTER;
    if (outer) {
        if (!is_vector(model, a->expr->shape) || !is_vector(model, b->expr->shape))
            return cg_parser_fail_over(parser, call->name, b->last,
                                       "%s: outer takes two vectors, of one row or one column",
                                       shapes);
        shape =
            (struct cg_shape){vector_dim(model, a->expr->shape), vector_dim(model, b->expr->shape)};
    } else if (!cg_shape_equate(model, a->expr->shape, b->expr->shape)) {
        return cg_parser_fail_over(parser, call->name, b->last, "%s: dot takes two of one shape",
                                   shapes);
    }
    const struct cg_expr *expr =
        cg_binary(model->arena, outer ? CG_OUTER : CG_DOT, a->expr, b->expr, shape);
    return finish_call(parser, call, expr, 1 + (a->depth > b->depth ? a->depth : b->depth), out);
}

static bool parse_one(struct cg_parser *parser, struct call *call, enum cg_op op,
                      struct cg_term *out)
{
    struct cg_model *model = parser->model;
    struct cg_term *arg = &call->args[0];
    if (!cg_parse_sum(parser, arg))
        return false;
    struct cg_shape given = arg->expr->shape, shape = {0, 0};
    if ((op == CG_TRACE || op == CG_DIAG) && !cg_dim_equate(model, given.rows, given.cols)) {
        char name[64];
        name_term(parser, arg, "the argument", name, sizeof name);
        return cg_parser_fail_over(
            parser, call->name, arg->last, "%s is %zu x %zu: %s takes a square matrix", name,
            cg_rows(model, given), cg_cols(model, given), builtin_names[call->builtin]);
    }
    if (op == CG_SOFTMAX)
        shape = given;
    if (op == CG_DIAG)
        shape.cols = given.cols;
    return finish_call(parser, call, cg_unary(model->arena, op, arg->expr, shape), arg->depth + 1,
                       out);
}

static bool no_size(struct cg_parser *parser, const struct cg_token *token)
{
    const struct cg_model *model = parser->model;
    const char *name = cg_token_text(parser, token);
    struct cg_nearest nearest = {.name = name};
    for (size_t i = 0; i < model->n_dims; i++)
        if (model->dims[i].name)
            cg_nearest_offer(&nearest, model->dims[i].name);
    const struct cg_name_entry *entry = cg_names_find(model, name, token->size);
    if (entry)
        return cg_parser_fail(parser, token, "%s is a %s, not a size; sizes come from dims", name,
                              entry->value ? "value" : "function");
    const char *cross = strchr(name, 'x'); /* hx1, where h x 1 was meant */
    if (cross && cross[1] && cg_names_find(model, name, (size_t)(cross - name)))
        return cg_parser_fail(parser, token,
                              "there is no size %s; write the x with spaces: %.*s x %s", name,
                              (int)(cross - name), name, cross + 1);
    if (nearest.best)
        return cg_parser_fail(parser, token, "there is no size %s; did you mean %s?", name,
                              nearest.best);
    return cg_parser_fail(parser, token, "there is no size %s; say what it is: dims %s = 3", name,
                          name);
}

bool cg_parse_size(struct cg_parser *parser, int *dim)
{
    struct cg_model *model = parser->model;
    const struct cg_token *token = cg_peek(parser);
    if (token->kind == CG_TOKEN_NAME) {
        const struct cg_name_entry *entry = cg_names_find(model, token->start, token->size);
        if (!entry || entry->value || entry->function)
            return no_size(parser, token);
        *dim = cg_dim_root(model, entry->dim) ? entry->dim : 0;
        parser->at++;
        return true;
    }
    if (token->kind != CG_TOKEN_NUMBER)
        return cg_parser_expected(parser, "a size: a whole number or a name from dims");
    for (size_t i = 0; i < token->size; i++)
        if (token->start[i] < '0' || token->start[i] > '9')
            return cg_parser_fail(parser, token, "a size is a whole number");
    if (token->number < 1 || token->number > CG_LARGEST_SIZE)
        return cg_parser_fail(parser, token, "a size is from 1 to 1,000,000");
    *dim = cg_dim_add(model, NULL, (size_t)token->number);
    parser->at++;
    return true;
}

/* eye(n), ones(m, n), zeros(m, n). */
static bool parse_constant(struct cg_parser *parser, struct call *call, enum cg_op op,
                           struct cg_term *out)
{
    struct cg_shape shape;
    if (!cg_parse_size(parser, &shape.rows))
        return false;
    shape.cols = shape.rows;
    if (op != CG_EYE) {
        if (!cg_accept(parser, CG_TOKEN_COMMA))
            return cg_parser_expected(parser, "',' and the number of columns");
        if (!cg_parse_size(parser, &shape.cols))
            return false;
    }
    shape.rows = cg_dim_root(parser->model, shape.rows);
    shape.cols = cg_dim_root(parser->model, shape.cols);
    return finish_call(parser, call, cg_constant(parser->model->arena, op, shape), 1, out);
}

bool cg_parse_builtin(struct cg_parser *parser, enum cg_builtin builtin, struct cg_term *out)
{
    struct call call = {.builtin = builtin, .name = parser->at, .open = parser->at + 1};
    if (cg_peek_at(parser, 1)->kind == CG_TOKEN_PRIME)
        return cg_parser_fail(parser, cg_peek_at(parser, 1),
                              "%s has no derivative f': only functions of one number do",
                              builtin_names[builtin]);
    parser->at += 2;
    switch (builtin) {
    case CG_BUILTIN_SUM:
    case CG_BUILTIN_MEAN:
        return parse_reduction(parser, &call, out);
    case CG_BUILTIN_DOT:
    case CG_BUILTIN_OUTER:
        return parse_pair(parser, &call, out);
    case CG_BUILTIN_TRACE:
        return parse_one(parser, &call, CG_TRACE, out);
    case CG_BUILTIN_NORM2:
        return parse_one(parser, &call, CG_NORM2, out);
    case CG_BUILTIN_SOFTMAX:
        return parse_one(parser, &call, CG_SOFTMAX, out);
    case CG_BUILTIN_DIAG:
        return parse_one(parser, &call, CG_DIAG, out);
    case CG_BUILTIN_EYE:
        return parse_constant(parser, &call, CG_EYE, out);
    case CG_BUILTIN_ONES:
        return parse_constant(parser, &call, CG_ONES, out);
    case CG_BUILTIN_ZEROS:
        return parse_constant(parser, &call, CG_ZEROS, out);
    case CG_BUILTIN_NONE:
        break;
    }
    return false;
}
