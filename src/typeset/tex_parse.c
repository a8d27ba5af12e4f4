#include "typeset/tex_parser.h"

#include <chalkgrad/strbuf.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool parser_fail(struct parser *p, const char *start, const char *end, const char *format, ...)
{
    if (p->failed)
        return false;
    p->failed = true;
    p->at = p->end;
    if (!p->error)
        return false;
    struct cg_place place = {.line = 1};
    const char *line = p->text;
    for (const char *c = p->text; c < start; c++) {
        if (*c == '\n') {
            place.line++;
            line = c + 1;
        }
    }
    place.column = 1 + (int)cg_utf8_length(line, (size_t)(start - line));
    char message[sizeof p->error->text];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    cg_fail(p->error, NULL, place, "%s", message);
    p->error->length = (int)cg_utf8_length(start, (size_t)(end - start));
    cg_error_quote(p->error, p->text, (size_t)(p->end - p->text), 1);
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void read_command(struct parser *p, struct token *token)
{
    token->kind = TOKEN_COMMAND;
    token->name = p->at;
    while (p->at < p->end && is_letter(*p->at))
        p->at++;
    if (p->at == token->name && p->at < p->end)
        cg_utf8_next(&p->at, p->end);
    token->length = (size_t)(p->at - token->name);
    if (token_is(*token, "\\") || token_is(*token, "cr"))
        token->kind = TOKEN_NEXT_ROW;
}

struct token parser_next(struct parser *p)
{
    while (p->at < p->end && strchr(" \t\r\n", *p->at) && *p->at)
        p->at++;
    struct token token = {.kind = TOKEN_END, .start = p->at, .end = p->at};
    if (p->at == p->end)
        return token;
    token.kind = TOKEN_CHARACTER;
    token.character = cg_utf8_next(&p->at, p->end);
    switch (token.character) {
    case '\\':
        read_command(p, &token);
        break;
    case '{':
        token.kind = TOKEN_OPEN;
        break;
    case '}':
        token.kind = TOKEN_CLOSE;
        break;
    case '^':
        token.kind = TOKEN_SUP;
        break;
    case '_':
        token.kind = TOKEN_SUB;
        break;
    case '&':
        token.kind = TOKEN_NEXT_CELL;
        break;
    case '\'':
    case 0x2032:
        token.kind = TOKEN_PRIME;
        break;
    default:
        break;
    }
    token.end = p->at;
    return token;
}

struct token parser_peek(struct parser *p)
{
    const char *at = p->at;
    struct token token = parser_next(p);
    p->at = at;
    return token;
}

bool token_is(struct token token, const char *command)
{
    return token.kind >= TOKEN_COMMAND && token.name && strlen(command) == token.length &&
           memcmp(token.name, command, token.length) == 0;
}

void parser_append(struct node_list *list, struct node *node)
{
    if (list->last)
        list->last->next = node;
    else
        list->first = node;
    list->last = node;
}

struct node *parser_add(struct parser *p, struct node_list *list, enum node_kind kind,
                        enum atom_class atom)
{
    struct node *node = cg_alloc(p->arena, sizeof *node);
    node->kind = kind;
    node->atom = atom;
    node->object = p->object;
    parser_append(list, node);
    return node;
}

void parser_add_symbol(struct parser *p, struct node_list *list, const struct symbol *symbol)
{
    struct node *node = parser_add(p, list, NODE_SYMBOL, symbol->atom);
    node->u.symbol.code = symbol->code;
    if (symbol->kind == SYMBOL_LETTER)
        node->u.symbol.code = alphabet_letter(symbol->code, p->alphabet);
    node->u.symbol.large = symbol->kind == SYMBOL_LARGE || symbol->kind == SYMBOL_INTEGRAL;
    node->takes_limits = symbol->kind == SYMBOL_LARGE;
}

static void add_character(struct parser *p, struct node_list *list, struct token token)
{
    uint32_t c = token.character;
    const struct symbol *symbol = symbol_typed(c);
    if (symbol) {
        parser_add_symbol(p, list, symbol);
    } else if (c == '~') {
        parser_add(p, list, NODE_SPACE, ATOM_NONE)->u.space.em = 1.0f / 4;
    } else if (c == '$' || c == '#' || c == '%') {
        parser_fail(p, token.start, token.end, "%c has no meaning here; write \\%c to show it",
                    (char)c, (char)c);
    } else if (c < ' ' || c == 0x7F || c == 0xFFFD) {
        parser_fail(p, token.start, token.end, "this is not a character");
    } else {
        parser_add(p, list, NODE_SYMBOL, ATOM_ORD)->u.symbol.code = alphabet_letter(c, p->alphabet);
    }
}

bool parser_enter(struct parser *p, struct token token)
{
    if (p->depth >= TEX_MAX_DEPTH)
        return parser_fail(p, token.start, token.end,
                           "this is nested more than %d deep; give the inner part a name",
                           TEX_MAX_DEPTH);
    p->depth++;
    return true;
}

/* `{` has been read. */
static void group_body(struct parser *p, struct node_list *list, struct token open)
{
    if (!parser_enter(p, open))
        return;
    parser_list(p, list, STOP_BRACE, open);
    p->depth--;
    if (!p->failed)
        parser_next(p);
}

/* A group of one plain atom is that atom, as in TeX (Appendix G, rule 7), so that scripts see a
 * character. */
static void add_group(struct parser *p, struct node_list *list, struct token open)
{
    struct node_list body = {0};
    group_body(p, &body, open);
    struct node *only = body.first;
    if (only && only == body.last && only->atom == ATOM_ORD && !only->sup && !only->sub) {
        parser_append(list, only);
        return;
    }
    parser_add(p, list, NODE_GROUP, ATOM_ORD)->u.group = body;
}

/* \obj{N}{...}: the atoms go into the list as if the wrapper were not there. */
static void add_object(struct parser *p, struct node_list *list, struct token token)
{
    struct token word = parser_word(p, token);
    int id = 0;
    for (size_t i = 0; i < word.length; i++) {
        if (word.name[i] < '0' || word.name[i] > '9' || i == 9) {
            parser_fail(p, word.name, word.name + word.length,
                        "\\obj takes a number in its first braces, as in \\obj{3}{x}");
            return;
        }
        id = 10 * id + (word.name[i] - '0');
    }
    struct token open = parser_next(p);
    if (open.kind != TOKEN_OPEN) {
        parser_fail(p, token.start, token.end,
                    "\\obj needs what it wraps in braces, as in \\obj{3}{x}");
        return;
    }
    struct tex *tex = p->tex;
    tex->objects =
        cg_grow(p->arena, tex->objects, tex->n_objects, &p->object_capacity, sizeof *tex->objects);
    tex->objects[tex->n_objects++] = (struct tex_object){id, p->object - 1};
    int outer = p->object;
    p->object = (int)tex->n_objects;
    group_body(p, list, open);
    p->object = outer;
}

struct token parser_word(struct parser *p, struct token owner)
{
    struct token open = parser_next(p);
    struct token word = {.kind = TOKEN_END, .start = open.start, .end = open.end};
    const char *close = memchr(p->at, '}', (size_t)(p->end - p->at));
    if (open.kind != TOKEN_OPEN || !close || close == p->at) {
        parser_fail(p, owner.start, owner.end, "%.*s needs a word in braces behind it",
                    (int)(owner.end - owner.start), owner.start);
        return word;
    }
    word.name = p->at;
    word.length = (size_t)(close - p->at);
    p->at = close + 1;
    word.end = p->at;
    return word;
}

void parser_argument(struct parser *p, struct node_list *list, struct token owner)
{
    struct token token = parser_next(p);
    switch (token.kind) {
    case TOKEN_OPEN:
        group_body(p, list, token);
        return;
    case TOKEN_CHARACTER:
        add_character(p, list, token);
        return;
    case TOKEN_PRIME:
        parser_add(p, list, NODE_SYMBOL, ATOM_ORD)->u.symbol.code = 0x2032;
        return;
    case TOKEN_COMMAND:
        if (!parser_enter(p, token))
            return;
        if (token_is(token, "obj"))
            add_object(p, list, token);
        else
            parser_command(p, list, token);
        p->depth--;
        return;
    case TOKEN_END:
    case TOKEN_CLOSE:
    case TOKEN_SUP:
    case TOKEN_SUB:
    case TOKEN_NEXT_CELL:
    case TOKEN_NEXT_ROW:
        break;
    }
    parser_fail(p, owner.start, owner.end, "%.*s needs something behind it, in braces: %.*s{…}",
                (int)(owner.end - owner.start), owner.start, (int)(owner.end - owner.start),
                owner.start);
}

/* The atom that scripts belong to: the last of the list, or an empty one where there is none. */
static struct node *script_base(struct parser *p, struct node_list *list)
{
    struct node *last = list->last;
    return last && last->atom != ATOM_NONE ? last : parser_add(p, list, NODE_GROUP, ATOM_ORD);
}

static void add_script(struct parser *p, struct node_list *list, struct token token)
{
    struct node *base = script_base(p, list);
    bool above = token.kind == TOKEN_SUP;
    struct node_list **script = above ? &base->sup : &base->sub;
    bool primes = above && base->primes && *script;
    if (*script && !primes) {
        parser_fail(p, token.start, token.end,
                    "a second %s on the same symbol; put the first in braces with its symbol: "
                    "{x%c…}%c…",
                    above ? "exponent" : "index", above ? '^' : '_', above ? '^' : '_');
        return;
    }
    if (!*script)
        *script = cg_alloc(p->arena, sizeof **script);
    if (above)
        base->primes = false;
    parser_argument(p, *script, token);
}

static void add_primes(struct parser *p, struct node_list *list, struct token token)
{
    struct node *base = script_base(p, list);
    if (base->sup && !base->primes) {
        parser_fail(p, token.start, token.end,
                    "a prime behind an exponent; write the prime first, as in f'^2");
        return;
    }
    if (!base->sup)
        base->sup = cg_alloc(p->arena, sizeof *base->sup);
    struct node *last = base->primes ? base->sup->last : NULL;
    base->primes = true;
    if (last && last->u.symbol.code >= 0x2032 && last->u.symbol.code < 0x2034)
        last->u.symbol.code++; /* double and triple primes are characters of their own */
    else
        parser_add(p, base->sup, NODE_SYMBOL, ATOM_ORD)->u.symbol.code = 0x2032;
}

/* Whether the token ends the list; a wrong end is a failure. */
static bool ends(struct parser *p, struct token token, enum stop stop, struct token opened)
{
    bool right = token_is(token, "right") || token_is(token, "middle");
    bool cell = token.kind == TOKEN_NEXT_CELL || token.kind == TOKEN_NEXT_ROW;
    bool end = token_is(token, "end");
    switch (stop) {
    case STOP_END:
        if (token.kind == TOKEN_END)
            return true;
        break;
    case STOP_BRACE:
        if (token.kind == TOKEN_CLOSE)
            return true;
        break;
    case STOP_RIGHT:
        if (right)
            return true;
        break;
    case STOP_CELL:
        if (cell || end)
            return true;
        break;
    case STOP_BRACKET:
        if (token.kind == TOKEN_CHARACTER && token.character == ']')
            return true;
        break;
    }
    if (token.kind == TOKEN_END) {
        static const char *const closers[] = {"", "}", "\\right", "\\end", "]"};
        return parser_fail(p, opened.start, opened.end, "this %.*s is never closed by a %s",
                           (int)(opened.end - opened.start), opened.start, closers[stop]);
    }
    if (token.kind == TOKEN_CLOSE)
        return parser_fail(p, token.start, token.end, "this } closes no {");
    if (right)
        return parser_fail(p, token.start, token.end, "this %.*s has no \\left before it",
                           (int)(token.end - token.start), token.start);
    if (end)
        return parser_fail(p, token.start, token.end, "this \\end has no \\begin before it");
    if (cell)
        return parser_fail(p, token.start, token.end,
                           "%.*s belongs into a table such as \\begin{matrix} … \\end{matrix}",
                           (int)(token.end - token.start), token.start);
    return false;
}

static void add_atom(struct parser *p, struct node_list *list, struct token token)
{
    switch (token.kind) {
    case TOKEN_CHARACTER:
        add_character(p, list, token);
        break;
    case TOKEN_COMMAND:
        if (token_is(token, "obj"))
            add_object(p, list, token);
        else
            parser_command(p, list, token);
        break;
    case TOKEN_OPEN:
        add_group(p, list, token);
        break;
    case TOKEN_SUP:
    case TOKEN_SUB:
        add_script(p, list, token);
        break;
    case TOKEN_PRIME:
        add_primes(p, list, token);
        break;
    case TOKEN_END:
    case TOKEN_CLOSE:
    case TOKEN_NEXT_CELL:
    case TOKEN_NEXT_ROW:
        break;
    }
}

void parser_list(struct parser *p, struct node_list *list, enum stop stop, struct token opened)
{
    enum alphabet alphabet = p->alphabet;
    while (!p->failed) {
        struct token token = parser_peek(p);
        if (ends(p, token, stop, opened) || p->failed)
            break;
        parser_next(p);
        add_atom(p, list, token);
    }
    p->alphabet = alphabet;
}

bool tex_parse(struct cg_arena *arena, const char *text, size_t length, struct tex *tex,
               struct cg_error *error)
{
    struct parser p = {
        .arena = arena, .error = error, .text = text, .at = text, .end = text + length, .tex = tex};
    *tex = (struct tex){0};
    if (length > TEX_MAX_LENGTH)
        return parser_fail(&p, text, text, "a formula of more than %d characters; divide it",
                           TEX_MAX_LENGTH);
    parser_list(&p, &tex->list, STOP_END, (struct token){.start = text, .end = text});
    return !p.failed;
}
