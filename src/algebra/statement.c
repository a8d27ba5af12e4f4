/* Statements of the model language, and how a text of them is added to a model or not at all. */
#include "algebra/hinges.h"
#include "algebra/names.h"
#include "algebra/parser.h"
#include "algebra/shape.h"
#include "algebra/tex_name.h"

#include <math.h>
#include <string.h>

/* A name that a statement gives its meaning. */
struct subject {
    const char *name, *tex; /* tex NULL: not said */
    const struct cg_token *token;
};

static bool check_name(struct cg_parser *parser, const struct cg_token *token, const char **name)
{
    struct cg_error error;
    *name = cg_token_text(parser, token);
    return cg_check_new_name(parser->model, *name, token->place, &error) ||
           cg_parser_fail(parser, token, "%s", error.text);
}

/* `as TEX`, where it is written. */
static bool parse_as(struct cg_parser *parser, struct subject *subject)
{
    if (!cg_token_is(cg_peek(parser), "as"))
        return true;
    parser->at++;
    const struct cg_token *tex = cg_peek(parser);
    const char *flaw = cg_tex_flaw(tex->start, tex->size);
    if (flaw)
        return cg_parser_fail(parser, tex, "%s", flaw);
    subject->tex = cg_token_text(parser, tex);
    parser->at++;
    return true;
}

static bool add_value(struct cg_parser *parser, const struct subject *subject,
                      const struct cg_value *given)
{
    struct cg_model *model = parser->model;
    if (model->n_values >= CG_MOST_VALUES)
        return cg_parser_fail(parser, subject->token, "a model may have at most %d values",
                              CG_MOST_VALUES);
    struct cg_value *value = cg_copy(model->arena, given, sizeof *given);
    value->name = subject->name;
    value->tex = subject->tex ? subject->tex : cg_default_tex(model->arena, subject->name);
    value->place = subject->token->place;
    value->id = model->n_values;
    model->values = cg_grow(model->arena, model->values, model->n_values, &model->values_capacity,
                            sizeof *model->values);
    model->values[model->n_values++] = value;
    cg_names_add(model, (struct cg_name_entry){.name = value->name, .value = value});
    return true;
}

/* One `h = 3` of a dims statement. */
static bool parse_dim(struct cg_parser *parser)
{
    struct cg_model *model = parser->model;
    const struct cg_token *token = cg_peek(parser);
    const char *name;
    if (token->kind != CG_TOKEN_NAME)
        return cg_parser_expected(parser, "the name of a size: dims h = 3");
    if (!check_name(parser, token, &name))
        return false;
    parser->at++;
    if (!cg_accept(parser, CG_TOKEN_EQUALS))
        return cg_parser_expected(parser, "'=' and the size");
    if (cg_peek(parser)->kind != CG_TOKEN_NUMBER)
        return cg_parser_expected(parser, "a whole number");
    int literal;
    size_t n_dims = model->n_dims;
    if (!cg_parse_size(parser, &literal))
        return false;
    size_t size = cg_dim_size(model, literal);
    model->n_dims = n_dims; /* the number gave its size; the dim is the named one */
    int dim = cg_dim_add(model, name, size);
    cg_names_add(model, (struct cg_name_entry){.name = name, .dim = dim});
    return true;
}

static bool parse_dims(struct cg_parser *parser)
{
    parser->at++;
    do
        if (!parse_dim(parser))
            return false;
    while (cg_accept(parser, CG_TOKEN_COMMA));
    return true;
}

/* The x between two sizes. It may run into the second, as in 1x3: that is then cut off in the token
 * array, where nobody looks at it again. */
static bool accept_cross(struct cg_parser *parser)
{
    struct cg_token *token = &parser->tokens.items[parser->at];
    if (cg_token_is(token, "x") || cg_token_is(token, "×"))
        return ++parser->at;
    if (token->kind != CG_TOKEN_NAME || token->start[0] != 'x')
        return false;
    token->start++;
    token->size--;
    token->place.column++;
    if (token->start[0] < '0' || token->start[0] > '9')
        return true;
    token->kind = CG_TOKEN_NUMBER;
    token->number = 0;
    for (size_t i = 0; i < token->size && token->number <= CG_LARGEST_SIZE; i++)
        token->number = 10 * token->number + (token->start[i] - '0');
    return true;
}

static bool parse_shape(struct cg_parser *parser, struct cg_shape *shape)
{
    size_t first = parser->at;
    if (!cg_parse_size(parser, &shape->rows))
        return false;
    if (!accept_cross(parser))
        return cg_parser_expected(parser, "'x' and a second size, as in 2 x 3");
    if (!cg_parse_size(parser, &shape->cols))
        return false;
    size_t rows = cg_rows(parser->model, *shape), cols = cg_cols(parser->model, *shape);
    if (rows * cols > CG_MOST_ENTRIES)
        return cg_parser_fail_over(parser, first, parser->at - 1,
                                   "this is %zu x %zu: a matrix may have at most 100,000,000 "
                                   "entries",
                                   rows, cols);
    return true;
}

/* W : h x y as TEX = value */
static bool parse_declaration(struct cg_parser *parser, struct subject *subject)
{
    struct cg_value value = {.kind = CG_VALUE_INPUT};
    value.init = (struct cg_init){.kind = CG_INIT_RANDOM, .place = subject->token->place};
    if (!parse_shape(parser, &value.shape) || !parse_as(parser, subject))
        return false;
    if (cg_accept(parser, CG_TOKEN_EQUALS) &&
        !cg_parse_init(parser, subject->name, value.shape, &value.init))
        return false;
    return add_value(parser, subject, &value);
}

/* f = sigmoid */
static bool add_function(struct cg_parser *parser, const struct subject *subject,
                         const struct cg_function *known)
{
    struct cg_model *model = parser->model;
    if (model->n_functions >= CG_MOST_VALUES)
        return cg_parser_fail(parser, subject->token, "a model may have at most %d functions",
                              CG_MOST_VALUES);
    struct cg_function *function = cg_copy(model->arena, known, sizeof *known);
    function->name = subject->name;
    function->tex = subject->tex ? subject->tex : cg_default_tex(model->arena, subject->name);
    function->place = subject->token->place;
    model->functions = cg_grow(model->arena, model->functions, model->n_functions,
                               &model->functions_capacity, sizeof *model->functions);
    model->functions[model->n_functions++] = function;
    cg_names_add(model, (struct cg_name_entry){.name = function->name, .function = function});
    parser->at++;
    return true;
}

/* The value of an expression of numbers alone; false where there is more in it. */
static bool evaluate_numbers(const struct cg_expr *expr, double *out)
{
    double a = 0, b = 0;
    if (expr->op == CG_NUMBER) {
        *out = expr->u.number.value;
        return true;
    }
    if ((expr->op != CG_ADD && expr->op != CG_MUL && expr->op != CG_NEG && expr->op != CG_DIV &&
         expr->op != CG_POW) ||
        !evaluate_numbers(expr->args[0], &a))
        return false;
    if (expr->op == CG_NEG)
        a = -a;
    for (size_t i = 1; i < expr->n_args; i++) {
        if (!evaluate_numbers(expr->args[i], &b))
            return false;
        a = expr->op == CG_ADD   ? a + b
            : expr->op == CG_MUL ? a * b
            : expr->op == CG_DIV ? a / b
                                 : pow(a, b);
    }
    *out = a;
    return true;
}

/* Z = H @ W + B, or c = 0.5, which is an input of one number. */
static bool parse_definition(struct cg_parser *parser, const struct subject *subject)
{
    struct cg_model *model = parser->model;
    const struct cg_token *token = cg_peek(parser);
    enum cg_token_kind next = cg_peek_at(parser, 1)->kind;
    if (token->kind == CG_TOKEN_NAME && (next == CG_TOKEN_BREAK || next == CG_TOKEN_END)) {
        const struct cg_function *known = cg_model_function(model, cg_token_text(parser, token));
        if (known)
            return add_function(parser, subject, known);
    }
    if (token->kind == CG_TOKEN_OPEN_ROW)
        return cg_parser_fail(parser, token,
                              "numbers in brackets need a shape: %s : 1 x 2 = [0.1, 0.2]",
                              subject->name);
    struct cg_term term;
    parser->defining = subject->name;
    if (!cg_parse_sum(parser, &term))
        return false;
    parser->defining = NULL;
    double number;
    struct cg_value value = {
        .kind = CG_VALUE_DEFINED, .shape = term.expr->shape, .body = term.expr};
    if (evaluate_numbers(term.expr, &number)) {
        if (!isfinite(number))
            return cg_parser_fail_over(parser, term.first, term.last, "this is no finite number");
        value = (struct cg_value){.kind = CG_VALUE_INPUT};
        value.init = (struct cg_init){.kind = CG_INIT_LITERAL, .place = token->place};
        value.init.data = cg_copy(model->arena, &number, sizeof number);
    } else if (model->n_values < CG_MOST_VALUES) {
        value.body = hinges_make(model, value.body, CG_MOST_VALUES - 1 - model->n_values);
    }
    return add_value(parser, subject, &value);
}

static bool no_statement(struct cg_parser *parser)
{
    const struct cg_token *token = cg_peek(parser), *next = cg_peek_at(parser, 1);
    if (token->kind == CG_TOKEN_NAME && next->kind == CG_TOKEN_NAME) {
        parser->at++;
        return cg_parser_expected(parser, "':' and a shape, or '=' and an expression");
    }
    if (token->kind == CG_TOKEN_NAME && next->kind == CG_TOKEN_EQUALS)
        return cg_parser_expected(parser, "a name");
    if (token->kind == CG_TOKEN_NAME || token->kind == CG_TOKEN_NUMBER ||
        token->kind == CG_TOKEN_OPEN || token->kind == CG_TOKEN_MINUS)
        return cg_parser_fail(parser, token,
                              "an expression alone says nothing: give it a name, as in J = ..., or "
                              "a shape, as in W : 2 x 3");
    return cg_parser_expected(parser, "a statement: dims ..., name : 2 x 3 or name = ...");
}

static bool parse_statement(struct cg_parser *parser)
{
    const struct cg_token *token = cg_peek(parser), *next = cg_peek_at(parser, 1);
    if (cg_token_is(token, "dims") && next->kind != CG_TOKEN_COLON && next->kind != CG_TOKEN_EQUALS)
        return parse_dims(parser);
    bool declares = next->kind == CG_TOKEN_COLON;
    if (token->kind != CG_TOKEN_NAME ||
        (!declares && next->kind != CG_TOKEN_EQUALS && !cg_token_is(next, "as")))
        return no_statement(parser);
    struct subject subject = {.token = token};
    if (!check_name(parser, token, &subject.name))
        return false;
    parser->at++;
    if (cg_accept(parser, CG_TOKEN_COLON))
        return parse_declaration(parser, &subject);
    if (!parse_as(parser, &subject))
        return false;
    if (!cg_accept(parser, CG_TOKEN_EQUALS))
        return cg_parser_expected(parser, "'=' and an expression");
    return parse_definition(parser, &subject);
}

static bool parse_statements(struct cg_parser *parser)
{
    for (;;) {
        while (cg_accept(parser, CG_TOKEN_BREAK))
            ;
        if (cg_peek(parser)->kind == CG_TOKEN_END)
            return true;
        if (!parse_statement(parser))
            return false;
        enum cg_token_kind next = cg_peek(parser)->kind;
        if (next != CG_TOKEN_BREAK && next != CG_TOKEN_END)
            return cg_parser_no_end(parser);
    }
}

bool cg_model_add(struct cg_model *model, const char *text, size_t length, int first_line,
                  struct cg_error *error)
{
    struct cg_place start = {first_line, 1};
    if (length > CG_LONGEST_MODEL)
        return cg_fail(error, model->file, start, "this model is longer than 1 MB");
    struct cg_arena scratch;
    cg_arena_init(&scratch);
    struct cg_dims_state dims = cg_dims_save(model, &scratch);
    size_t n_values = model->n_values, n_functions = model->n_functions;
    cg_names_rebuild(model);
    struct cg_parser parser;
    cg_parser_init(&parser, model, text, length, start, error);
    bool ok = parse_statements(&parser);
    if (!ok) {
        model->n_values = n_values;
        model->n_functions = n_functions;
        cg_dims_restore(model, &dims);
        cg_names_rebuild(model);
    }
    hinges_name(model);
    cg_dims_flatten(model);
    cg_parser_finish(&parser);
    cg_arena_finish(&scratch);
    return ok;
}
