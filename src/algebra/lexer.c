#include "algebra/lexer.h"

#include <chalkgrad/arena.h>
#include <chalkgrad/strbuf.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct lexer {
    struct cg_tokens *tokens;
    const char *at, *end;
    struct cg_place place;
    int brackets; /* open ones: new lines do not count inside */
};

/* Blocks of Unicode that are no letters: punctuation, operators, arrows, symbols, emoji. */
static bool is_symbol(unsigned c)
{
    static const struct {
        unsigned first, last;
    } ranges[] = {
        {0x1D40, 0x1D40},    {0x2000, 0x207F}, {0x208A, 0x20FF}, {0x2190, 0x2BFF},
        {0x2E00, 0x2E7F},    {0x3000, 0x3003}, {0x3008, 0x3020}, {0xE000, 0xF8FF},
        {0xFE00, 0xFE6F},    {0xFEFF, 0xFF0F}, {0xFFF0, 0xFFFF}, {0x1F000, 0x1FAFF},
        {0xE0000, 0x10FFFF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

static bool is_subscript_digit(unsigned c)
{
    return c >= 0x2080 && c <= 0x2089;
}

bool cg_is_name_start(unsigned c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (c < 0xC0)
        return c == 0xAA || c == 0xB5 || c == 0xBA;
    return c != 0xD7 && c != 0xF7 && !is_symbol(c) && !is_subscript_digit(c);
}

bool cg_is_name_part(unsigned c)
{
    return (c >= '0' && c <= '9') || is_subscript_digit(c) || cg_is_name_start(c);
}

static unsigned peek(const struct lexer *lexer)
{
    const char *at = lexer->at;
    return at < lexer->end ? cg_utf8_next(&at, lexer->end) : 0;
}

static void advance(struct lexer *lexer)
{
    unsigned c = cg_utf8_next(&lexer->at, lexer->end);
    lexer->place.column++;
    if (c == '\n') {
        lexer->place.line++;
        lexer->place.column = 1;
    }
}

static struct cg_token *push(struct lexer *lexer, enum cg_token_kind kind)
{
    struct cg_tokens *tokens = lexer->tokens;
    if (tokens->count == tokens->capacity) {
        tokens->capacity = tokens->capacity ? 2 * tokens->capacity : 64;
        tokens->items = cg_xrealloc(tokens->items, tokens->capacity * sizeof *tokens->items);
    }
    struct cg_token *token = &tokens->items[tokens->count++];
    *token = (struct cg_token){.kind = kind, .start = lexer->at, .place = lexer->place};
    return token;
}

static void close_token(struct lexer *lexer, struct cg_token *token)
{
    token->size = (size_t)(lexer->at - token->start);
}

static void push_char(struct lexer *lexer, enum cg_token_kind kind)
{
    struct cg_token *token = push(lexer, kind);
    advance(lexer);
    close_token(lexer, token);
}

static void push_bad(struct lexer *lexer, const char *message)
{
    struct cg_token *token = push(lexer, CG_TOKEN_BAD);
    advance(lexer);
    close_token(lexer, token);
    token->message = message;
}

/* Raw text up to = outside braces, ;, # or the end of the line; a backslash takes its character
 * with it, so that \; and \# are TeX's. */
static void lex_tex(struct lexer *lexer)
{
    while (peek(lexer) == ' ' || peek(lexer) == '\t')
        advance(lexer);
    struct cg_token *token = push(lexer, CG_TOKEN_TEX);
    int braces = 0;
    for (unsigned c; (c = peek(lexer)) && c != '\n' && c != ';' && c != '#'; advance(lexer)) {
        if (c == '=' && braces <= 0)
            break;
        braces += (c == '{') - (c == '}');
        if (c == '\\' && lexer->at + 1 < lexer->end && lexer->at[1] != '\n')
            advance(lexer);
    }
    close_token(lexer, token);
    while (token->size && strchr(" \t\r", token->start[token->size - 1]))
        token->size--;
}

static void lex_name(struct lexer *lexer)
{
    struct cg_token *token = push(lexer, CG_TOKEN_NAME);
    do
        advance(lexer);
    while (lexer->at < lexer->end && cg_is_name_part(peek(lexer)));
    close_token(lexer, token);
    if (cg_token_is(token, "as") && !lexer->brackets)
        lex_tex(lexer);
}

static bool is_digit(const struct lexer *lexer, const char *at)
{
    return at < lexer->end && *at >= '0' && *at <= '9';
}

static void lex_digits(struct lexer *lexer)
{
    while (is_digit(lexer, lexer->at))
        advance(lexer);
}

static void lex_number(struct lexer *lexer)
{
    struct cg_token *token = push(lexer, CG_TOKEN_NUMBER);
    lex_digits(lexer);
    if (peek(lexer) == '.' && !(lexer->at + 1 < lexer->end && lexer->at[1] == 'T')) {
        advance(lexer);
        lex_digits(lexer);
    }
    if (peek(lexer) == 'e' || peek(lexer) == 'E') {
        const char *digits = lexer->at + 1;
        if (digits < lexer->end && (*digits == '+' || *digits == '-'))
            digits++;
        if (is_digit(lexer, digits)) {
            while (lexer->at < digits)
                advance(lexer);
            lex_digits(lexer);
        }
    }
    close_token(lexer, token);
    char text[400];
    size_t size = token->size < sizeof text ? token->size : sizeof text - 1;
    memcpy(text, token->start, size);
    text[size] = '\0';
    token->number = strtod(text, NULL);
    if (size < token->size || !isfinite(token->number)) {
        token->kind = CG_TOKEN_BAD;
        token->message =
            size < token->size ? "this number has too many digits" : "this number is too large";
    }
}

static void lex_string(struct lexer *lexer)
{
    struct cg_token *token = push(lexer, CG_TOKEN_STRING);
    advance(lexer);
    while (lexer->at < lexer->end && *lexer->at != '"' && *lexer->at != '\n')
        advance(lexer);
    if (lexer->at < lexer->end && *lexer->at == '"') {
        token->start++;
        close_token(lexer, token);
        advance(lexer);
        return;
    }
    close_token(lexer, token);
    token->kind = CG_TOKEN_BAD;
    token->message = "this text in quotes has no closing quote";
}

static void lex_break(struct lexer *lexer, bool semicolon)
{
    if (semicolon)
        lexer->brackets = 0;
    if (lexer->brackets)
        advance(lexer);
    else
        push_char(lexer, CG_TOKEN_BREAK);
}

static void lex_bracket(struct lexer *lexer, enum cg_token_kind kind)
{
    bool opens = kind == CG_TOKEN_OPEN || kind == CG_TOKEN_OPEN_ROW;
    if (opens)
        lexer->brackets++;
    else if (lexer->brackets)
        lexer->brackets--;
    push_char(lexer, kind);
}

static void lex_star(struct lexer *lexer)
{
    struct cg_token *token = push(lexer, CG_TOKEN_STAR);
    advance(lexer);
    if (peek(lexer) == '*') {
        advance(lexer);
        token->kind = CG_TOKEN_POWER;
    }
    close_token(lexer, token);
}

static void lex_dot(struct lexer *lexer)
{
    const char *next = lexer->at + 1;
    if (is_digit(lexer, next)) {
        lex_number(lexer);
        return;
    }
    struct cg_token *token = push(lexer, CG_TOKEN_TRANSPOSE);
    advance(lexer);
    if (peek(lexer) == 'T') {
        advance(lexer);
        if (lexer->at >= lexer->end || !cg_is_name_part(peek(lexer))) {
            close_token(lexer, token);
            return;
        }
    }
    close_token(lexer, token);
    token->kind = CG_TOKEN_BAD;
    token->message = "a dot is part of a number or of .T, the transpose";
}

static void lex_comment(struct lexer *lexer)
{
    while (lexer->at < lexer->end && *lexer->at != '\n')
        advance(lexer);
}

/* Characters that people paste from mathematics count as the plain ones. */
static void lex_wide(struct lexer *lexer, unsigned c)
{
    if (c == 0x2212) { /* the minus sign */
        push_char(lexer, CG_TOKEN_MINUS);
    } else if (c == 0x2032) { /* the prime */
        push_char(lexer, CG_TOKEN_PRIME);
    } else if (c == 0x1D40) { /* a raised T */
        push_char(lexer, CG_TOKEN_TRANSPOSE);
    } else if (c == 0xD7) { /* the cross between two sizes: a name, as x is */
        push_char(lexer, CG_TOKEN_NAME);
    } else if (c == 0xFFFD) {
        push_bad(lexer, "this is not UTF-8 text");
    } else if (c == 0xA0 || c == 0xFEFF) {
        advance(lexer);
    } else if (c == 0x2202 || cg_is_name_start(c)) { /* the curly d of dJ/dW leads a name */
        lex_name(lexer);
    } else {
        push_bad(lexer, "this character means nothing in a model");
    }
}

static void lex_one(struct lexer *lexer)
{
    unsigned c = peek(lexer);
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
        advance(lexer);
        return;
    case '\n':
    case ';':
        lex_break(lexer, c == ';');
        return;
    case '#':
        lex_comment(lexer);
        return;
    case '+':
        push_char(lexer, CG_TOKEN_PLUS);
        return;
    case '-':
        push_char(lexer, CG_TOKEN_MINUS);
        return;
    case '*':
        lex_star(lexer);
        return;
    case '/':
        push_char(lexer, CG_TOKEN_SLASH);
        return;
    case '@':
        push_char(lexer, CG_TOKEN_AT);
        return;
    case '^':
        push_char(lexer, CG_TOKEN_POWER);
        return;
    case '\'':
        push_char(lexer, CG_TOKEN_PRIME);
        return;
    case '.':
        lex_dot(lexer);
        return;
    case '(':
        lex_bracket(lexer, CG_TOKEN_OPEN);
        return;
    case ')':
        lex_bracket(lexer, CG_TOKEN_CLOSE);
        return;
    case '[':
        lex_bracket(lexer, CG_TOKEN_OPEN_ROW);
        return;
    case ']':
        lex_bracket(lexer, CG_TOKEN_CLOSE_ROW);
        return;
    case ',':
        push_char(lexer, CG_TOKEN_COMMA);
        return;
    case '=':
        push_char(lexer, CG_TOKEN_EQUALS);
        return;
    case ':':
        push_char(lexer, CG_TOKEN_COLON);
        return;
    case '"':
        lex_string(lexer);
        return;
    default:
        break;
    }
    if (c >= '0' && c <= '9')
        lex_number(lexer);
    else if (c >= 0x80)
        lex_wide(lexer, c);
    else if (cg_is_name_start(c))
        lex_name(lexer);
    else
        push_bad(lexer, "this character means nothing in a model");
}

void cg_tokens_init(struct cg_tokens *tokens, const char *text, size_t length,
                    struct cg_place start)
{
    *tokens = (struct cg_tokens){0};
    struct lexer lexer = {.tokens = tokens, .at = text, .end = text + length, .place = start};
    while (lexer.at < lexer.end)
        lex_one(&lexer);
    push(&lexer, CG_TOKEN_END);
}

void cg_tokens_finish(struct cg_tokens *tokens)
{
    if (!tokens)
        return;
    free(tokens->items);
    *tokens = (struct cg_tokens){0};
}

bool cg_token_is(const struct cg_token *token, const char *word)
{
    return token->kind == CG_TOKEN_NAME && token->size == strlen(word) &&
           !memcmp(token->start, word, token->size);
}
