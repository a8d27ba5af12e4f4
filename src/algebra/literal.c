/* The values behind a declaration: numbers in brackets, uniform(a, b), zeros, load("file.npy"). */
#include "algebra/parser.h"

#include "algebra/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number with an optional sign, or a quotient of two: -1/3. */
static bool parse_number(struct cg_parser *parser, double *out)
{
    size_t first = parser->at;
    double sign = 1, number = 0;
    for (int part = 0; part < 2; part++) {
        if (cg_accept(parser, CG_TOKEN_MINUS))
            sign = -sign;
        else
            cg_accept(parser, CG_TOKEN_PLUS);
        const struct cg_token *token = cg_peek(parser);
        if (token->kind != CG_TOKEN_NUMBER)
            return cg_parser_expected(parser, "a number");
        parser->at++;
        number = part ? number / token->number : token->number;
        if (part || !cg_accept(parser, CG_TOKEN_SLASH))
            break;
    }
    *out = sign * number;
    if (!isfinite(*out))
        return cg_parser_fail_over(parser, first, parser->at - 1, "this is no finite number");
    return true;
}

/* The numbers of a literal as they come. */
struct literal {
    const char *name;
    size_t rows, cols; /* what the declaration wants */
    double *numbers;
    size_t count, capacity;
};

static bool literal_push(struct cg_parser *parser, struct literal *literal)
{
    if (literal->count == literal->capacity) {
        literal->capacity = literal->capacity ? 2 * literal->capacity : 16;
        literal->numbers =
            cg_xrealloc(literal->numbers, literal->capacity * sizeof *literal->numbers);
    }
    return parse_number(parser, &literal->numbers[literal->count]) && ++literal->count;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* [1, 2, 3]: row `row` (from 1; 0 where it is the only one written) of the literal. */
static bool parse_row(struct cg_parser *parser, struct literal *literal, size_t row)
{
    size_t open = parser->at, before = literal->count;
    if (!cg_accept(parser, CG_TOKEN_OPEN_ROW))
        return cg_parser_expected(parser, "'[' and a row of numbers");
    do {
        if (cg_peek(parser)->kind == CG_TOKEN_CLOSE_ROW)
            break; /* a comma may stand behind the last */
        if (!literal_push(parser, literal))
            return false;
    } while (cg_accept(parser, CG_TOKEN_COMMA));
    if (!cg_accept(parser, CG_TOKEN_CLOSE_ROW)) {
        if (cg_peek(parser)->kind == CG_TOKEN_NUMBER)
            return cg_parser_expected(parser, "',' between the numbers");
        return cg_parser_unclosed(parser, open);
    }
    size_t count = literal->count - before;
    if (count == literal->cols)
        return true;
    if (row)
        return cg_parser_fail_over(parser, open, parser->at - 1,
                                   "row %zu has %zu number%s, but %s is %zu x %zu: each row needs "
                                   "%zu",
                                   row, count, plural(count), literal->name, literal->rows,
                                   literal->cols, literal->cols);
    return cg_parser_fail_over(parser, open, parser->at - 1,
                               "this is one row of %zu number%s, but %s is %zu x %zu", count,
                               plural(count), literal->name, literal->rows, literal->cols);
}

/* [[1, 2], [3, 4]] */
static bool parse_rows(struct cg_parser *parser, struct literal *literal)
{
    size_t open = parser->at++, rows = 0;
    do {
        if (cg_peek(parser)->kind == CG_TOKEN_CLOSE_ROW)
            break;
        if (!parse_row(parser, literal, ++rows))
            return false;
    } while (cg_accept(parser, CG_TOKEN_COMMA));
    if (!cg_accept(parser, CG_TOKEN_CLOSE_ROW)) {
        if (cg_peek(parser)->kind == CG_TOKEN_OPEN_ROW)
            return cg_parser_expected(parser, "',' between the rows");
        return cg_parser_unclosed(parser, open);
    }
    if (rows == literal->rows)
        return true;
    return cg_parser_fail_over(parser, open, parser->at - 1,
                               "this has %zu row%s, but %s is %zu x %zu", rows, plural(rows),
                               literal->name, literal->rows, literal->cols);
}

static bool parse_literal(struct cg_parser *parser, struct literal *literal)
{
    if (cg_peek_at(parser, 1)->kind == CG_TOKEN_OPEN_ROW)
        return parse_rows(parser, literal);
    size_t open = parser->at;
    if (!parse_row(parser, literal, 0))
        return false;
    if (literal->rows == 1)
        return true;
    return cg_parser_fail_over(parser, open, parser->at - 1,
                               "this is one row, but %s is %zu x %zu: write the rows as [[...], "
                               "[...]]",
                               literal->name, literal->rows, literal->cols);
}

/* The two numbers of uniform(a, b) and normal(m, s). */
static bool parse_two(struct cg_parser *parser, const char *what, struct cg_init *init)
{
    size_t open = ++parser->at;
    if (!cg_accept(parser, CG_TOKEN_OPEN))
        return cg_parser_expected(parser, what);
    if (!parse_number(parser, &init->a))
        return false;
    if (!cg_accept(parser, CG_TOKEN_COMMA))
        return cg_parser_expected(parser, "',' and a second number");
    if (!parse_number(parser, &init->b))
        return false;
    return cg_accept(parser, CG_TOKEN_CLOSE) || cg_parser_unclosed(parser, open);
}

/* "W1" or onehot, behind the file's name. */
static bool parse_load_option(struct cg_parser *parser, struct cg_load *load, size_t *capacity)
{
    const struct cg_token *token = cg_peek(parser);
    if (token->kind == CG_TOKEN_STRING) {
        load->names = cg_grow(parser->model->arena, (void *)load->names, load->n_names, capacity,
                              sizeof *load->names);
        load->names[load->n_names++] = cg_token_text(parser, token);
    } else if (cg_token_is(token, "onehot"))
        load->onehot = true;
    else
        return cg_parser_expected(parser, "a name in quotes, such as \"W1\", or onehot");
    return ++parser->at;
}

/* .T, * number and / number behind load(...). */
static bool parse_load_tail(struct cg_parser *parser, struct cg_load *load)
{
    load->transposed = cg_accept(parser, CG_TOKEN_TRANSPOSE);
    bool divides = cg_peek(parser)->kind == CG_TOKEN_SLASH;
    if (!divides && cg_peek(parser)->kind != CG_TOKEN_STAR)
        return true;
    size_t first = ++parser->at;
    double *by = divides ? &load->divisor : &load->factor;
    return parse_number(parser, by) &&
           (!divides || *by != 0 ||
            cg_parser_fail_over(parser, first, parser->at - 1, "this divides by 0"));
}

static bool parse_load(struct cg_parser *parser, struct cg_init *init)
{
    struct cg_load *load = cg_alloc(parser->model->arena, sizeof *load);
    size_t open = ++parser->at, capacity = 0;
    *load = (struct cg_load){.factor = 1, .divisor = 1};
    init->kind = CG_INIT_LOAD;
    init->load = load;
    if (!cg_accept(parser, CG_TOKEN_OPEN))
        return cg_parser_expected(parser, "(\"file.npy\")");
    const struct cg_token *path = cg_peek(parser);
    if (path->kind != CG_TOKEN_STRING)
        return cg_parser_expected(parser, "a file name in quotes, such as \"weights.npy\"");
    if (path->size == 0 || memchr(path->start, '\0', path->size))
        return cg_parser_fail(parser, path, "this is no file name");
    load->path = cg_token_text(parser, path);
    parser->at++;
    while (cg_accept(parser, CG_TOKEN_COMMA))
        if (!parse_load_option(parser, load, &capacity))
            return false;
    return (cg_accept(parser, CG_TOKEN_CLOSE) || cg_parser_unclosed(parser, open)) &&
           parse_load_tail(parser, load);
}

bool cg_parse_load(struct cg_model *model, const char *text, size_t length, struct cg_place start,
                   struct cg_init *init, struct cg_error *error)
{
    struct cg_parser parser;
    cg_parser_init(&parser, model, text, length, start, error);
    *init = (struct cg_init){.place = start};
    bool ok = cg_token_is(cg_peek(&parser), "load")
                  ? parse_load(&parser, init)
                  : cg_parser_expected(&parser, "load(\"file.npy\")");
    if (ok && cg_peek(&parser)->kind != CG_TOKEN_END)
        ok = cg_parser_no_end(&parser);
    cg_parser_finish(&parser);
    return ok;
}

static bool no_init(struct cg_parser *parser, const char *name, struct cg_shape shape)
{
    const struct cg_model *model = parser->model;
    const struct cg_token *token = cg_peek(parser);
    if (token->kind == CG_TOKEN_BAD)
        return cg_parser_fail(parser, token, "%s", token->message);
    if (token->kind == CG_TOKEN_NAME || token->kind == CG_TOKEN_OPEN)
        return cg_parser_fail(
            parser, token,
            "expected numbers: a declaration takes [...], uniform(a, b), "
            "normal(m, s), xavier, he, zeros, ones, eye or load(\"file.npy\"); to "
            "define %s by an expression leave its shape out",
            name);
    if (token->kind == CG_TOKEN_NUMBER || token->kind == CG_TOKEN_MINUS)
        return cg_parser_fail(parser, token,
                              "%s is %zu x %zu, so it takes numbers in brackets, not one number",
                              name, cg_rows(model, shape), cg_cols(model, shape));
    return cg_parser_expected(parser, "numbers in brackets, uniform(a, b), normal(m, s), xavier, "
                                      "he, zeros, ones, eye or load(\"file.npy\")");
}

static bool parse_word(struct cg_parser *parser, const char *name, struct cg_shape shape,
                       struct cg_init *init)
{
    const struct cg_model *model = parser->model;
    size_t word = parser->at;
    const struct cg_token *token = cg_peek(parser);
    if (cg_token_is(token, "uniform")) {
        init->kind = CG_INIT_UNIFORM;
        if (!parse_two(parser, "the two bounds: uniform(low, high)", init))
            return false;
        return init->a <= init->b ||
               cg_parser_fail_over(parser, word, parser->at - 1,
                                   "uniform(low, high): the low bound is above the high one");
    }
    if (cg_token_is(token, "normal")) {
        init->kind = CG_INIT_NORMAL;
        if (!parse_two(parser, "mean and deviation: normal(mean, deviation)", init))
            return false;
        return init->b >= 0 ||
               cg_parser_fail_over(parser, word, parser->at - 1,
                                   "normal(mean, deviation): the deviation is negative");
    }
    if (cg_token_is(token, "load"))
        return parse_load(parser, init);
    if (cg_token_is(token, "xavier"))
        init->kind = CG_INIT_XAVIER;
    else if (cg_token_is(token, "he"))
        init->kind = CG_INIT_HE;
    else if (cg_token_is(token, "zeros"))
        init->kind = CG_INIT_ZEROS;
    else if (cg_token_is(token, "ones"))
        init->kind = CG_INIT_ONES;
    else if (cg_token_is(token, "eye"))
        init->kind = CG_INIT_EYE;
    else
        return no_init(parser, name, shape);
    parser->at++;
    if (init->kind == CG_INIT_EYE && cg_rows(model, shape) != cg_cols(model, shape))
        return cg_parser_fail(parser, token, "%s is %zu x %zu, and eye is a square matrix", name,
                              cg_rows(model, shape), cg_cols(model, shape));
    return true;
}

bool cg_parse_init(struct cg_parser *parser, const char *name, struct cg_shape shape,
                   struct cg_init *init)
{
    const struct cg_model *model = parser->model;
    const struct cg_token *token = cg_peek(parser);
    *init = (struct cg_init){.kind = CG_INIT_LITERAL, .place = token->place};
    if (token->kind == CG_TOKEN_NAME)
        return parse_word(parser, name, shape, init);
    struct literal literal = {
        .name = name, .rows = cg_rows(model, shape), .cols = cg_cols(model, shape)};
    bool ok;
    if (token->kind == CG_TOKEN_OPEN_ROW)
        ok = parse_literal(parser, &literal);
    else if (cg_is_scalar(model, shape) && token->kind != CG_TOKEN_OPEN)
        ok = literal_push(parser, &literal);
    else
        ok = no_init(parser, name, shape);
    if (ok)
        init->data =
            cg_copy(model->arena, literal.numbers, literal.count * sizeof *literal.numbers);
    free(literal.numbers);
    return ok;
}
