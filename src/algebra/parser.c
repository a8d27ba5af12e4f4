#include "algebra/parser.h"

#include "algebra/names.h"
#include "algebra/shape.h"

#include <chalkgrad/strbuf.h>

#include <stdarg.h>
#include <string.h>

void cg_parser_init(struct cg_parser *parser, struct cg_model *model, const char *text,
                    size_t length, struct cg_place start, struct cg_error *error)
{
    *parser = (struct cg_parser){
        .model = model, .text = text, .length = length, .start = start, .error = error};
    cg_tokens_init(&parser->tokens, text, length, start);
}

void cg_parser_finish(struct cg_parser *parser)
{
    cg_tokens_finish(&parser->tokens);
}

const struct cg_token *cg_peek_at(const struct cg_parser *parser, size_t ahead)
{
    size_t last = parser->tokens.count - 1, at = parser->at + ahead;
    return &parser->tokens.items[at < last ? at : last];
}

const struct cg_token *cg_peek(const struct cg_parser *parser)
{
    return cg_peek_at(parser, 0);
}

bool cg_accept(struct cg_parser *parser, enum cg_token_kind kind)
{
    if (cg_peek(parser)->kind != kind)
        return false;
    parser->at++;
    return true;
}

const char *cg_token_text(struct cg_parser *parser, const struct cg_token *token)
{
    if (token->meaning)
        return token->meaning;
    return cg_strndup(parser->model->arena, token->start, token->size);
}

static bool fail(struct cg_parser *parser, struct cg_place place, int length, const char *format,
                 va_list args)
{
    char text[sizeof((struct cg_error *)0)->text];
    vsnprintf(text, sizeof text, format, args);
    cg_fail(parser->error, parser->model->file, place, "%s", text);
    if (!parser->error)
        return false;
    parser->error->length = length;
    if (parser->start.column <= 1)
        cg_error_quote(parser->error, parser->text, parser->length, parser->start.line);
    return false;
}

bool cg_parser_fail(struct cg_parser *parser, const struct cg_token *token, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = (int)cg_utf8_length(token->start, token->size);
    fail(parser, token->place, length ? length : 1, format, args);
    va_end(args);
    return false;
}

bool cg_parser_fail_over(struct cg_parser *parser, size_t first, size_t last, const char *format,
                         ...)
{
    const struct cg_token *from = &parser->tokens.items[first];
    const struct cg_token *to = &parser->tokens.items[last];
    int length = to->place.line == from->place.line ? to->place.column - from->place.column +
                                                          (int)cg_utf8_length(to->start, to->size)
                                                    : 1;
    va_list args;
    va_start(args, format);
    fail(parser, from->place, length, format, args);
    va_end(args);
    if (parser->error)
        parser->error->misfit = true; /* what spans operands is about their shapes */
    return false;
}

/* A token in a message: its text in quotes, not too much of it. */
static void describe(const struct cg_token *token, char *out, size_t size)
{
    if (token->kind == CG_TOKEN_END) {
        snprintf(out, size, "the end");
        return;
    }
    if (token->kind == CG_TOKEN_BREAK && *token->start == '\n') {
        snprintf(out, size, "the end of the line");
        return;
    }
    int shown = token->size > 30 ? 30 : (int)token->size;
    while (shown && shown < (int)token->size && (token->start[shown] & 0xC0) == 0x80)
        shown--;
    snprintf(out, size, "'%.*s'", shown, token->start);
}

bool cg_parser_expected(struct cg_parser *parser, const char *what)
{
    const struct cg_token *token = cg_peek(parser);
    if (token->kind == CG_TOKEN_BAD)
        return cg_parser_fail(parser, token, "%s", token->message);
    char found[64];
    describe(token, found, sizeof found);
    return cg_parser_fail(parser, token, "expected %s, found %s", what, found);
}

static bool begins_operand(const struct cg_token *token)
{
    return token->kind == CG_TOKEN_NAME || token->kind == CG_TOKEN_NUMBER ||
           token->kind == CG_TOKEN_OPEN;
}

/* Two operands side by side: the product that people leave out on paper. */
static bool missing_operator(struct cg_parser *parser)
{
    const struct cg_token *next = cg_peek(parser);
    char left[64], right[64];
    describe(next - 1, left, sizeof left);
    describe(next, right, sizeof right);
    return cg_parser_fail(parser, next,
                          "an operator is missing between %s and %s: @ is the matrix product, * "
                          "multiplies entry by entry",
                          left, right);
}

bool cg_parser_no_end(struct cg_parser *parser)
{
    const struct cg_token *next = cg_peek(parser), *before = next - 1;
    bool operand = begins_operand(before) || before->kind == CG_TOKEN_CLOSE ||
                   before->kind == CG_TOKEN_TRANSPOSE;
    if (begins_operand(next) && operand)
        return missing_operator(parser);
    if (next->kind == CG_TOKEN_CLOSE || next->kind == CG_TOKEN_CLOSE_ROW)
        return cg_parser_fail(parser, next, "this bracket was never opened");
    return cg_parser_expected(parser, "the end of the statement");
}

bool cg_parser_unclosed(struct cg_parser *parser, size_t open)
{
    const struct cg_token *next = cg_peek(parser), *bracket = &parser->tokens.items[open];
    const char *closing = bracket->kind == CG_TOKEN_OPEN_ROW ? "']'" : "')'";
    bool ends = next->kind == CG_TOKEN_END || next->kind == CG_TOKEN_BREAK;
    if (next->kind != CG_TOKEN_BAD && (ends || next->place.line != (next - 1)->place.line))
        return cg_parser_fail(parser, bracket, "this bracket is never closed: %s is missing",
                              closing);
    if (begins_operand(next) && bracket->kind == CG_TOKEN_OPEN)
        return missing_operator(parser);
    return cg_parser_expected(parser, closing);
}

/* One level deeper in the recursion; the caller gives it back by depth--. */
static bool enter(struct cg_parser *parser)
{
    if (++parser->depth <= CG_DEEPEST)
        return true;
    return cg_parser_fail(parser, cg_peek(parser), "this is nested more than %d levels deep",
                          CG_DEEPEST);
}

static bool parse_unary(struct cg_parser *parser, struct cg_term *out);

const struct cg_value *cg_parser_value(const struct cg_parser *parser, const char *name)
{
    for (size_t i = 0; i < parser->n_results; i++)
        if (!strcmp(parser->results[i]->name, name))
            return parser->results[i];
    return cg_model_find(parser->model, name);
}

/* The line on which a later statement of this text declares the name; 0: none does. */
static int declared_later(const struct cg_parser *parser, const char *name)
{
    for (size_t i = parser->at; i + 2 < parser->tokens.count; i++) {
        const struct cg_token *t = &parser->tokens.items[i];
        if (t[0].kind == CG_TOKEN_BREAK && cg_token_is(&t[1], name) &&
            (t[2].kind == CG_TOKEN_COLON || t[2].kind == CG_TOKEN_EQUALS ||
             cg_token_is(&t[2], "as")))
            return t[1].place.line;
    }
    return 0;
}

/* dJ where J is a value, as people write it in dJ/dW. */
static const struct cg_value *differential(const struct cg_parser *parser, const char *name)
{
    static const char curly[] = "\xE2\x88\x82"; /* U+2202 */
    if (!strncmp(name, curly, 3))
        return cg_parser_value(parser, name + 3);
    return name[0] == 'd' ? cg_parser_value(parser, name + 1) : NULL;
}

static bool unknown_name(struct cg_parser *parser, const struct cg_token *token, const char *name)
{
    if (parser->defining && !strcmp(name, parser->defining))
        return cg_parser_fail(parser, token, "%s is used in its own definition", name);
    if (!strcmp(name, "xavier") || !strcmp(name, "he"))
        return cg_parser_fail(parser, token,
                              "%s draws the first numbers of a value with a shape, as in "
                              "W : 3 x 2 = %s",
                              name, name);
    int line = declared_later(parser, name);
    if (line)
        return cg_parser_fail(
            parser, token, "%s is used before the statement that makes it, on line %d", name, line);
    if (differential(parser, name))
        return cg_parser_fail(parser, token,
                              parser->gradients
                                  ? "there is no name %s; a gradient is written dJ/dW"
                                  : "there is no name %s; a gradient has its place in a derive or "
                                    "claim block, not in a model",
                              name);
    struct cg_nearest nearest = {.name = name};
    for (size_t i = 0; i < parser->n_results; i++)
        cg_nearest_offer(&nearest, parser->results[i]->name);
    const char *best = nearest.best ? nearest.best : cg_model_nearest(parser->model, name);
    if (best)
        return cg_parser_fail(parser, token, "there is no name %s; did you mean %s?", name, best);
    return cg_parser_fail(parser, token, "there is no name %s", name);
}

static bool not_a_value(struct cg_parser *parser, const struct cg_token *token, const char *name)
{
    const struct cg_name_entry *entry = cg_names_find(parser->model, name, strlen(name));
    if (cg_is_reserved(name))
        return cg_parser_fail(parser, token, "%s is a word of the language: write %s(...)", name,
                              name);
    if (!entry)
        return unknown_name(parser, token, name);
    return cg_parser_fail(parser, token, "%s is a function: write %s(...)", name, name);
}

static bool unknown_function(struct cg_parser *parser, const struct cg_token *token,
                             const char *name)
{
    struct cg_nearest nearest = {.name = name};
    const struct cg_model *model = parser->model;
    for (int i = CG_BUILTIN_NONE + 1; i <= CG_BUILTIN_ZEROS; i++)
        cg_nearest_offer(&nearest, cg_builtin_name((enum cg_builtin)i));
    for (size_t i = 0; i < model->n_functions; i++)
        cg_nearest_offer(&nearest, model->functions[i]->name);
    if (cg_parser_value(parser, name))
        return cg_parser_fail(parser, token,
                              "%s is a value, not a function: write %s * (...) or %s @ (...)", name,
                              name, name);
    if (nearest.best)
        return cg_parser_fail(parser, token, "there is no function %s; did you mean %s?", name,
                              nearest.best);
    struct cg_strbuf known;
    cg_strbuf_init(&known);
    for (size_t i = 0; i < model->n_functions; i++)
        cg_putf(&known, "%s%s", i ? ", " : "", model->functions[i]->name);
    cg_parser_fail(parser, token, "there is no function %s; entry by entry there are %s", name,
                   known.text);
    cg_strbuf_finish(&known);
    return false;
}

/* f(e), f'(e), f''(e): the function or its derivative, entry by entry. */
static bool parse_apply(struct cg_parser *parser, struct cg_term *out)
{
    size_t first = parser->at++;
    const struct cg_token *token = &parser->tokens.items[first];
    const char *name = cg_token_text(parser, token);
    const struct cg_function *function = cg_model_function(parser->model, name);
    if (!function)
        return unknown_function(parser, token, name);
    int order = 0;
    while (cg_accept(parser, CG_TOKEN_PRIME))
        order++;
    if (order > 2)
        return cg_parser_fail(parser, token, "derivatives go to the second: %s, %s' and %s''", name,
                              name, name);
    size_t open = parser->at;
    if (!cg_accept(parser, CG_TOKEN_OPEN))
        return cg_parser_expected(parser, "'(' behind the function");
    struct cg_term arg;
    if (!enter(parser) || !cg_parse_sum(parser, &arg))
        return false;
    parser->depth--;
    if (cg_peek(parser)->kind == CG_TOKEN_COMMA)
        return cg_parser_fail(parser, cg_peek(parser), "%s takes one argument", name);
    if (!cg_accept(parser, CG_TOKEN_CLOSE))
        return cg_parser_unclosed(parser, open);
    return cg_build(parser, cg_apply(parser->model->arena, function, order, arg.expr),
                    arg.depth + 1, first, parser->at - 1, out);
}

/* dJ/dW, where dJ and dW are no names of their own: what by what? */
static bool at_gradient(struct cg_parser *parser, const struct cg_value **of,
                        const struct cg_value **wrt)
{
    const struct cg_token *below = cg_peek_at(parser, 2);
    if (!parser->gradients || cg_peek_at(parser, 1)->kind != CG_TOKEN_SLASH ||
        below->kind != CG_TOKEN_NAME)
        return false;
    const char *top_name = cg_token_text(parser, cg_peek(parser));
    const char *below_name = cg_token_text(parser, below);
    *of = differential(parser, top_name);
    *wrt = differential(parser, below_name);
    return *of && *wrt && !cg_parser_value(parser, top_name) &&
           !cg_parser_value(parser, below_name);
}

static bool parse_gradient(struct cg_parser *parser, const struct cg_value *of,
                           const struct cg_value *wrt, struct cg_term *out)
{
    const struct cg_model *model = parser->model;
    size_t first = parser->at;
    if (!cg_is_scalar(model, of->shape))
        return cg_parser_fail_over(parser, first, first + 2,
                                   "%s is %zu x %zu, not a number, so that d%s/d%s is no matrix; "
                                   "write it with its indices, as in ∂%s_i/∂%s_kl",
                                   of->name, cg_rows(model, of->shape), cg_cols(model, of->shape),
                                   of->name, wrt->name, of->name, wrt->name);
    parser->at += 3;
    return cg_build(parser, cg_grad(model->arena, of, wrt), 1, first, parser->at - 1, out);
}

static bool parse_name(struct cg_parser *parser, struct cg_term *out)
{
    const struct cg_token *token = cg_peek(parser);
    enum cg_token_kind next = cg_peek_at(parser, 1)->kind;
    const char *name = cg_token_text(parser, token);
    /* c (Y_i - T_i): a value or size, and no call */
    bool factor =
        parser->scope && !cg_model_function(parser->model, name) &&
        cg_builtin_find(name) == CG_BUILTIN_NONE &&
        (cg_parser_value(parser, name) || cg_names_find(parser->model, name, strlen(name)));
    if ((next == CG_TOKEN_OPEN || next == CG_TOKEN_PRIME) && !factor) {
        enum cg_builtin builtin = cg_builtin_find(name);
        if (builtin == CG_BUILTIN_NONE)
            return parse_apply(parser, out);
        if (!enter(parser) || !cg_parse_builtin(parser, builtin, out))
            return false;
        parser->depth--;
        return true;
    }
    const struct cg_value *of, *wrt;
    if (at_gradient(parser, &of, &wrt))
        return parse_gradient(parser, of, wrt, out);
    const struct cg_value *value = cg_parser_value(parser, name);
    const struct cg_name_entry *entry = cg_names_find(parser->model, name, strlen(name));
    bool size = !value && entry && !entry->function && !cg_is_reserved(name);
    if (!value && !size)
        return not_a_value(parser, token, name);
    parser->at++;
    return cg_build(parser,
                    value ? cg_name(parser->model->arena, value)
                          : cg_size_of(parser->model, parser->model->arena, entry->dim),
                    1, parser->at - 1, parser->at - 1, out);
}

static bool parse_primary(struct cg_parser *parser, struct cg_term *out)
{
    size_t first = parser->at;
    const struct cg_token *token = cg_peek(parser);
    if (cg_accept(parser, CG_TOKEN_NUMBER)) {
        struct cg_arena *arena = parser->model->arena;
        const struct cg_expr *number = token->den
                                           ? cg_fraction(arena, (int64_t)token->number, token->den)
                                           : cg_number(arena, token->number);
        return cg_build(parser, number, 1, first, first, out);
    }
    if (token->kind == CG_TOKEN_NAME)
        return parse_name(parser, out);
    if (token->kind == CG_TOKEN_OPEN_ROW)
        return cg_parser_fail(parser, token,
                              "numbers in brackets are the value of a declaration, such as "
                              "B : 1 x 2 = [0.1, 0.2]; in an expression use a name");
    if (!cg_accept(parser, CG_TOKEN_OPEN))
        return cg_parser_expected(parser, "a name, a number or '('");
    if (!enter(parser) || !cg_parse_sum(parser, out))
        return false;
    parser->depth--;
    if (!cg_accept(parser, CG_TOKEN_CLOSE))
        return cg_parser_unclosed(parser, first);
    out->first = first;
    out->last = parser->at - 1;
    return true;
}

static bool parse_postfix(struct cg_parser *parser, struct cg_term *out)
{
    bool indexed =
        parser->scope && cg_index_begins(parser) && cg_peek(parser)->kind != CG_TOKEN_NAME &&
        cg_peek(parser)->kind != CG_TOKEN_NUMBER && cg_peek(parser)->kind != CG_TOKEN_OPEN;
    if (indexed ? !cg_index_operand(parser, out) : !parse_primary(parser, out))
        return false;
    for (;;) {
        while (cg_peek(parser)->kind == CG_TOKEN_INDEX)
            if (!cg_index_entry(parser, out))
                return false;
        if (!cg_accept(parser, CG_TOKEN_TRANSPOSE))
            return true;
        struct cg_shape shape = {out->expr->shape.cols, out->expr->shape.rows};
        const struct cg_expr *flipped =
            cg_unary(parser->model->arena, CG_TRANSPOSE, out->expr, shape);
        if (!cg_build(parser, flipped, out->depth + 1, out->first, parser->at - 1, out))
            return false;
    }
}

static bool parse_power(struct cg_parser *parser, struct cg_term *out)
{
    struct cg_term left, right;
    if (!parse_postfix(parser, &left))
        return false;
    *out = left;
    if (!cg_accept(parser, CG_TOKEN_POWER))
        return true;
    struct cg_shape shape;
    if (!enter(parser) || !parse_unary(parser, &right) ||
        !cg_build_elementwise(parser, "^", &left, &right, &shape))
        return false;
    parser->depth--;
    int depth = 1 + (left.depth > right.depth ? left.depth : right.depth);
    return cg_build(parser, cg_binary(parser->model->arena, CG_POW, left.expr, right.expr, shape),
                    depth, left.first, right.last, out);
}

static bool parse_unary(struct cg_parser *parser, struct cg_term *out)
{
    size_t first = parser->at;
    bool minus = cg_accept(parser, CG_TOKEN_MINUS);
    if (!minus && !cg_accept(parser, CG_TOKEN_PLUS))
        return parse_power(parser, out);
    if (!enter(parser) || !parse_unary(parser, out))
        return false;
    parser->depth--;
    out->first = first;
    if (!minus)
        return true;
    return cg_build(parser, cg_unary(parser->model->arena, CG_NEG, out->expr, out->expr->shape),
                    out->depth + 1, first, out->last, out);
}

/* The operands of one n-ary node while it grows: a * b * c, a + b - c. */
struct run {
    const struct cg_expr **args;
    size_t count, capacity;
    struct cg_expr so_far; /* stands for it until it ends: only its shape is right */
};

static void run_push(struct cg_parser *parser, struct run *run, const struct cg_expr *expr)
{
    run->args =
        cg_grow(parser->model->arena, run->args, run->count, &run->capacity, sizeof *run->args);
    run->args[run->count++] = expr;
}

/* One more operand at the right of `out`, which holds the node so far: shapes, depth, tokens. */
static bool extend(struct cg_parser *parser, enum cg_op op, const char *symbol, struct run *run,
                   struct cg_term *out, const struct cg_term *right)
{
    struct cg_shape shape;
    if (!cg_index_mixes(parser, out, right) ||
        !cg_build_elementwise(parser, symbol, out, right, &shape))
        return false;
    int depth = right->depth + 1;
    if (run->count == 0) {
        run_push(parser, run, out->expr);
        depth = out->depth >= right->depth ? out->depth + 1 : depth;
    } else if (out->depth > depth) {
        depth = out->depth;
    }
    run_push(parser, run, right->expr);
    run->so_far = (struct cg_expr){.op = op, .shape = shape};
    out->expr = &run->so_far;
    out->last = right->last;
    out->depth = depth;
    return cg_build_check(parser, out);
}

/* Ends a run: out->expr becomes the n-ary node. */
static void end_run(struct cg_parser *parser, enum cg_op op, struct run *run, struct cg_term *out)
{
    if (run->count)
        out->expr =
            cg_placed(parser->model->arena,
                      cg_nary(parser->model->arena, op, run->count, run->args, out->expr->shape),
                      parser->tokens.items[out->first].place);
    *run = (struct run){0};
}

static bool parse_divisor(struct cg_parser *parser, struct cg_term *out)
{
    struct cg_term right;
    struct cg_shape shape;
    if (!parse_unary(parser, &right) || !cg_build_elementwise(parser, "/", out, &right, &shape))
        return false;
    int depth = 1 + (out->depth > right.depth ? out->depth : right.depth);
    return cg_build(parser, cg_binary(parser->model->arena, CG_DIV, out->expr, right.expr, shape),
                    depth, out->first, right.last, out);
}

/* An operand; on the board matrices that stand side by side are multiplied first: 2 C W. */
static bool parse_operand(struct cg_parser *parser, struct cg_term *out)
{
    if (!parse_unary(parser, out))
        return false;
    while (parser->scope && cg_index_begins(parser) &&
           !cg_is_scalar(parser->model, out->expr->shape)) {
        struct cg_term right;
        if (!parse_unary(parser, &right) || !cg_index_mixes(parser, out, &right) ||
            !cg_build_matmul(parser, out, &right, out))
            return false;
    }
    return true;
}

bool cg_parse_product(struct cg_parser *parser, struct cg_term *out)
{
    struct run run = {0};
    struct cg_term right;
    if (!parse_operand(parser, out))
        return false;
    for (;;) {
        if (cg_accept(parser, CG_TOKEN_STAR) || (parser->scope && cg_index_begins(parser))) {
            if (!parse_operand(parser, &right) || !extend(parser, CG_MUL, "*", &run, out, &right))
                return false;
            continue;
        }
        end_run(parser, CG_MUL, &run, out);
        if (cg_accept(parser, CG_TOKEN_AT)) {
            if (!parse_unary(parser, &right) || !cg_build_matmul(parser, out, &right, out))
                return false;
        } else if (cg_accept(parser, CG_TOKEN_SLASH)) {
            if (!parse_divisor(parser, out))
                return false;
        } else {
            return true;
        }
    }
}

/* The first term of a sum. On the board a minus before it is that of the whole product. */
static bool parse_first(struct cg_parser *parser, struct cg_term *out)
{
    size_t first = parser->at;
    if (!parser->scope || !cg_accept(parser, CG_TOKEN_MINUS))
        return cg_parse_product(parser, out);
    return cg_parse_product(parser, out) &&
           cg_build(parser, cg_unary(parser->model->arena, CG_NEG, out->expr, out->expr->shape),
                    out->depth + 1, first, out->last, out);
}

bool cg_parse_sum(struct cg_parser *parser, struct cg_term *out)
{
    struct run run = {0};
    if (!parse_first(parser, out))
        return false;
    for (;;) {
        size_t sign = parser->at;
        bool minus = cg_accept(parser, CG_TOKEN_MINUS);
        if (!minus && !cg_accept(parser, CG_TOKEN_PLUS)) {
            end_run(parser, CG_ADD, &run, out);
            return true;
        }
        struct cg_term right;
        if (!cg_parse_product(parser, &right))
            return false;
        if (minus) {
            const struct cg_expr *negative =
                cg_unary(parser->model->arena, CG_NEG, right.expr, right.expr->shape);
            right.expr =
                cg_placed(parser->model->arena, negative, parser->tokens.items[sign].place);
            right.depth++;
        }
        if (!extend(parser, CG_ADD, minus ? "-" : "+", &run, out, &right))
            return false;
    }
}

const struct cg_expr *cg_parse_expr(struct cg_model *model, struct cg_value *const *results,
                                    size_t n_results, const char *text, size_t length,
                                    struct cg_place start, struct cg_error *error)
{
    if (length > CG_LONGEST_MODEL) {
        cg_fail(error, model->file, start, "this expression is longer than 1 MB");
        return NULL;
    }
    struct cg_parser parser;
    struct cg_term term = {0};
    cg_parser_init(&parser, model, text, length, start, error);
    parser.results = results;
    parser.n_results = n_results;
    parser.gradients = true;
    struct cg_arena scratch;
    cg_arena_init(&scratch);
    struct cg_dims_state dims = cg_dims_save(model, &scratch);
    while (cg_accept(&parser, CG_TOKEN_BREAK))
        ;
    bool ok = cg_parse_sum(&parser, &term);
    while (ok && cg_accept(&parser, CG_TOKEN_BREAK))
        ;
    if (ok && cg_peek(&parser)->kind != CG_TOKEN_END)
        ok = cg_parser_no_end(&parser);
    if (!ok)
        cg_dims_restore(model, &dims);
    cg_dims_flatten(model);
    cg_arena_finish(&scratch);
    cg_parser_finish(&parser);
    return ok ? term.expr : NULL;
}
