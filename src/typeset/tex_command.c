/* The commands: what each takes and which atom it makes. */
#include "typeset/tex_parser.h"

#include <string.h>

struct command {
    const char *name;
    void (*parse)(struct parser *p, struct node_list *list, struct token token);
};

static void parse_fraction(struct parser *p, struct node_list *list, struct token token)
{
    bool binomial = token.length >= 5; /* binom, dbinom, tbinom; frac, dfrac, tfrac */
    const char *rest = token_is(token, "binom") ? "" : token.name;
    if (token_is(token, "dfrac") || token_is(token, "tfrac"))
        binomial = false;
    struct node *node = parser_add(p, list, NODE_FRACTION, ATOM_ORD);
    node->u.fraction.bar = !binomial;
    node->u.fraction.style = rest[0] == 'd'   ? STYLE_DISPLAY
                             : rest[0] == 't' ? STYLE_TEXT
                                              : STYLE_KEEP;
    if (binomial) {
        node->u.fraction.left = '(';
        node->u.fraction.right = ')';
    }
    parser_argument(p, &node->u.fraction.above, token);
    parser_argument(p, &node->u.fraction.below, token);
}

static void parse_radical(struct parser *p, struct node_list *list, struct token token)
{
    struct node *node = parser_add(p, list, NODE_RADICAL, ATOM_ORD);
    struct token open = parser_peek(p);
    if (open.kind == TOKEN_CHARACTER && open.character == '[' && parser_enter(p, open)) {
        parser_next(p);
        node->u.radical.degree = cg_alloc(p->arena, sizeof *node->u.radical.degree);
        parser_list(p, node->u.radical.degree, STOP_BRACKET, open);
        p->depth--;
        parser_next(p);
    }
    parser_argument(p, &node->u.radical.body, token);
}

static void parse_line(struct parser *p, struct node_list *list, struct token token)
{
    struct node *node = parser_add(p, list, NODE_LINE, ATOM_ORD);
    node->u.line.over = token.name[0] == 'o';
    parser_argument(p, &node->u.line.body, token);
}

static void parse_brace(struct parser *p, struct node_list *list, struct token token)
{
    struct node *node = parser_add(p, list, NODE_BRACE, ATOM_ORD);
    node->u.line.over = token.name[0] == 'o';
    node->limits = LIMITS_ALWAYS;
    parser_argument(p, &node->u.line.body, token);
}

/* \overset{above}{base}, \underset{below}{base}, \stackrel: of the class of its base. */
static void parse_stack(struct parser *p, struct node_list *list, struct token token)
{
    struct node *node = parser_add(p, list, NODE_STACK, ATOM_ORD);
    struct node_list *script = cg_alloc(p->arena, sizeof *script);
    if (token_is(token, "underset"))
        node->u.stack.below = script;
    else
        node->u.stack.above = script;
    parser_argument(p, script, token);
    parser_argument(p, &node->u.stack.body, token);
    const struct node *base = node->u.stack.body.first;
    if (token_is(token, "stackrel"))
        node->atom = ATOM_REL;
    else if (base && !base->next && (base->atom == ATOM_REL || base->atom == ATOM_BIN))
        node->atom = base->atom;
}

/* A delimiter behind \left, \big and so on; 0 for '.', which shows nothing. */
static uint32_t read_delimiter(struct parser *p, struct token owner)
{
    struct token token = parser_next(p);
    const struct symbol *symbol = NULL;
    if (token.kind == TOKEN_CHARACTER && token.character == '.')
        return 0;
    if (token.kind == TOKEN_CHARACTER && token.character == '<')
        return 0x27E8;
    if (token.kind == TOKEN_CHARACTER && token.character == '>')
        return 0x27E9;
    if (token.kind == TOKEN_CHARACTER)
        symbol = symbol_typed(token.character);
    else if (token.kind == TOKEN_COMMAND)
        symbol = symbol_named(token.name, token.length);
    if (symbol && symbol->kind == SYMBOL_DELIMITER)
        return symbol->code;
    parser_fail(p, owner.start, token.end > owner.end ? token.end : owner.end,
                "%.*s needs a bracket behind it: ( ) [ ] \\{ \\} | \\| \\langle \\rangle or . for "
                "none",
                (int)(owner.end - owner.start), owner.start);
    return 0;
}

static void parse_left(struct parser *p, struct node_list *list, struct token token)
{
    struct node *node = parser_add(p, list, NODE_FENCED, ATOM_INNER);
    struct fence **fence = &node->u.fences;
    if (!parser_enter(p, token))
        return;
    struct token owner = token;
    while (!p->failed) {
        *fence = cg_alloc(p->arena, sizeof **fence);
        (*fence)->object = p->object;
        (*fence)->code = read_delimiter(p, owner);
        if (token_is(owner, "right"))
            break;
        parser_list(p, &(*fence)->body, STOP_RIGHT, token);
        owner = parser_next(p);
        fence = &(*fence)->next;
    }
    p->depth--;
}

static void parse_big(struct parser *p, struct node_list *list, struct token token)
{
    static const char *const sizes[] = {"big", "Big", "bigg", "Bigg"};
    static const float heights[] = {1.2f, 1.8f, 2.4f, 3.0f}; /* plain TeX, for 10 pt */
    size_t size = token.length >= 4 && memcmp(token.name + 1, "igg", 3) == 0 ? 2 : 0;
    size += token.name[0] == 'B';
    char side = token.length > strlen(sizes[size]) ? token.name[token.length - 1] : ' ';
    enum atom_class atom = side == 'l'   ? ATOM_OPEN
                           : side == 'r' ? ATOM_CLOSE
                           : side == 'm' ? ATOM_REL
                                         : ATOM_ORD;
    struct node *node = parser_add(p, list, NODE_SYMBOL, atom);
    node->u.symbol.height = heights[size];
    node->u.symbol.code = read_delimiter(p, token);
}

/* The } that closes a text whose { has been read, or NULL. */
static const char *text_end(const struct parser *p)
{
    int braces = 0;
    for (const char *c = p->at; c < p->end; c++) {
        if (*c == '\\' && c + 1 < p->end)
            c++;
        else if (*c == '{')
            braces++;
        else if (*c == '}' && braces-- == 0)
            return c;
    }
    return NULL;
}

/* Words up to `end`: \{ \} \% and so on stand for the character, other braces for nothing. */
static size_t read_words(struct parser *p, const char *end, char *out)
{
    size_t length = 0;
    for (; p->at < end; p->at++) {
        if (*p->at == '\\') {
            if (!p->at[1] || !strchr("{}%$#&_ ", p->at[1])) {
                parser_fail(p, p->at, p->at + 1,
                            "a text holds only words; put mathematics outside of it");
                return length;
            }
            out[length++] = *++p->at;
        } else if (*p->at != '{' && *p->at != '}') {
            out[length++] = *p->at && strchr("~\t\r\n", *p->at) ? ' ' : *p->at;
        }
    }
    return length;
}

static void parse_text(struct parser *p, struct node_list *list, struct token token)
{
    struct token open = parser_next(p);
    int length = (int)(token.end - token.start);
    if (open.kind != TOKEN_OPEN) {
        parser_fail(p, token.start, token.end, "%.*s needs its words in braces: %.*s{if}", length,
                    token.start, length, token.start);
        return;
    }
    const char *end = text_end(p);
    if (!end) {
        parser_fail(p, open.start, open.end, "this { is never closed by a }");
        return;
    }
    char *text = cg_alloc(p->arena, (size_t)(end - p->at) + 1);
    struct node *node = parser_add(p, list, NODE_TEXT, ATOM_ORD);
    node->u.text.text = text;
    node->u.text.length = read_words(p, end, text);
    node->u.text.face = token_is(token, "textbf")   ? CG_FACE_SEMIBOLD
                        : token_is(token, "textit") ? CG_FACE_ITALIC
                                                    : CG_FACE_TEXT;
    if (!p->failed)
        p->at = end + 1;
}

static struct node *add_name(struct parser *p, struct node_list *list, const char *text,
                             size_t length, bool takes_limits)
{
    struct node *node = parser_add(p, list, NODE_NAME, ATOM_OP);
    node->u.text.text = text;
    node->u.text.length = length;
    node->u.text.face = CG_FACE_MATH;
    node->takes_limits = takes_limits;
    return node;
}

static void parse_operator(struct parser *p, struct node_list *list, struct token token)
{
    struct token star = parser_peek(p);
    bool starred = star.kind == TOKEN_CHARACTER && star.character == '*';
    if (starred)
        parser_next(p);
    struct token word = parser_word(p, token);
    for (size_t i = 0; i < word.length; i++) {
        char c = word.name[i];
        bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == ' ' || c == '-';
        if (!fits) {
            parser_fail(p, word.name + i, word.name + i + 1,
                        "the name of a function has letters and digits only");
            return;
        }
    }
    add_name(p, list, word.name, word.length, starred);
}

static void parse_limits(struct parser *p, struct node_list *list, struct token token)
{
    struct node *last = list->last;
    if (!last || last->atom != ATOM_OP) {
        parser_fail(p, token.start, token.end,
                    "%.*s can only stand behind a large operator such as \\sum",
                    (int)(token.end - token.start), token.start);
        return;
    }
    last->limits = token_is(token, "limits") ? LIMITS_ALWAYS : LIMITS_NEVER;
}

static void parse_class(struct parser *p, struct node_list *list, struct token token)
{
    static const char *const names[] = {"mathord",  "mathop",    "mathbin",   "mathrel",
                                        "mathopen", "mathclose", "mathpunct", "mathinner"};
    size_t atom = 0;
    while (!token_is(token, names[atom]))
        atom++;
    struct node *node = parser_add(p, list, NODE_GROUP, (enum atom_class)atom);
    node->takes_limits = atom == ATOM_OP;
    parser_argument(p, &node->u.group, token);
}

static void parse_style(struct parser *p, struct node_list *list, struct token token)
{
    static const char *const names[] = {"displaystyle", "textstyle", "scriptstyle",
                                        "scriptscriptstyle"};
    size_t level = 0;
    while (!token_is(token, names[level]))
        level++;
    parser_add(p, list, NODE_STYLE, ATOM_NONE)->u.style = (enum style_level)level;
}

static void parse_space(struct parser *p, struct node_list *list, struct token token)
{
    static const struct {
        const char *name;
        float em, mu;
    } spaces[] = {
        {",", 0, 3},     {"thinspace", 0, 3}, {":", 0, 4},     {">", 0, 4},
        {";", 0, 5},     {"!", 0, -3},        {" ", .25f, 0},  {"quad", 1, 0},
        {"qquad", 2, 0}, {"enspace", .5f, 0}, {"\n", .25f, 0},
    };
    size_t i = 0;
    while (!token_is(token, spaces[i].name))
        i++;
    struct node *node = parser_add(p, list, NODE_SPACE, ATOM_NONE);
    node->u.space.em = spaces[i].em;
    node->u.space.mu = spaces[i].mu;
}

/* \dots lie on the axis between operators and relations, on the baseline elsewhere. */
static void parse_dots(struct parser *p, struct node_list *list, struct token token)
{
    (void)token;
    struct token next = parser_peek(p);
    const struct symbol *symbol = NULL;
    if (next.kind == TOKEN_CHARACTER)
        symbol = symbol_typed(next.character);
    else if (next.kind == TOKEN_COMMAND)
        symbol = symbol_named(next.name, next.length);
    bool raised = symbol && (symbol->atom == ATOM_BIN || symbol->atom == ATOM_REL);
    parser_add_symbol(p, list, symbol_named(raised ? "cdots" : "ldots", 5));
}

static void parse_not(struct parser *p, struct node_list *list, struct token token)
{
    static const uint32_t pairs[][2] = {{'=', 0x2260},    {0x2208, 0x2209}, {'<', 0x226E},
                                        {'>', 0x226F},    {0x2264, 0x2270}, {0x2265, 0x2271},
                                        {0x2261, 0x2262}, {0x2282, 0x2284}, {0x2286, 0x2288},
                                        {0x223C, 0x2241}, {0x2248, 0x2249}, {0x2203, 0x2204}};
    struct token next = parser_next(p);
    const struct symbol *symbol = NULL;
    if (next.kind == TOKEN_CHARACTER)
        symbol = symbol_typed(next.character);
    else if (next.kind == TOKEN_COMMAND)
        symbol = symbol_named(next.name, next.length);
    for (size_t i = 0; symbol && i < sizeof pairs / sizeof *pairs; i++) {
        if (pairs[i][0] == symbol->code) {
            parser_add(p, list, NODE_SYMBOL, symbol->atom)->u.symbol.code = pairs[i][1];
            return;
        }
    }
    parser_fail(p, token.start, next.end, "\\not can only strike out a relation such as = or \\in");
}

static void parse_modulo(struct parser *p, struct node_list *list, struct token token)
{
    if (token_is(token, "bmod")) {
        add_name(p, list, "mod", 3, false)->atom = ATOM_BIN;
        return;
    }
    parser_add(p, list, NODE_SPACE, ATOM_NONE)->u.space.mu = 18;
    parser_add_symbol(p, list, symbol_typed('('));
    add_name(p, list, "mod", 3, false)->atom = ATOM_ORD;
    parser_add(p, list, NODE_SPACE, ATOM_NONE)->u.space.mu = 6;
    parser_argument(p, list, token);
    parser_add_symbol(p, list, symbol_typed(')'));
}

static const struct command commands[] = {
    {"frac", parse_fraction},
    {"dfrac", parse_fraction},
    {"tfrac", parse_fraction},
    {"binom", parse_fraction},
    {"dbinom", parse_fraction},
    {"tbinom", parse_fraction},
    {"sqrt", parse_radical},
    {"overline", parse_line},
    {"underline", parse_line},
    {"overbrace", parse_brace},
    {"underbrace", parse_brace},
    {"overset", parse_stack},
    {"underset", parse_stack},
    {"stackrel", parse_stack},
    {"left", parse_left},
    {"begin", parser_array},
    {"big", parse_big},
    {"Big", parse_big},
    {"bigg", parse_big},
    {"Bigg", parse_big},
    {"bigl", parse_big},
    {"Bigl", parse_big},
    {"biggl", parse_big},
    {"Biggl", parse_big},
    {"bigr", parse_big},
    {"Bigr", parse_big},
    {"biggr", parse_big},
    {"Biggr", parse_big},
    {"bigm", parse_big},
    {"Bigm", parse_big},
    {"biggm", parse_big},
    {"Biggm", parse_big},
    {"text", parse_text},
    {"textrm", parse_text},
    {"textsf", parse_text},
    {"mbox", parse_text},
    {"textbf", parse_text},
    {"textit", parse_text},
    {"operatorname", parse_operator},
    {"limits", parse_limits},
    {"nolimits", parse_limits},
    {"mathord", parse_class},
    {"mathop", parse_class},
    {"mathbin", parse_class},
    {"mathrel", parse_class},
    {"mathopen", parse_class},
    {"mathclose", parse_class},
    {"mathpunct", parse_class},
    {"mathinner", parse_class},
    {"displaystyle", parse_style},
    {"textstyle", parse_style},
    {"scriptstyle", parse_style},
    {"scriptscriptstyle", parse_style},
    {",", parse_space},
    {"thinspace", parse_space},
    {":", parse_space},
    {">", parse_space},
    {";", parse_space},
    {"!", parse_space},
    {" ", parse_space},
    {"quad", parse_space},
    {"qquad", parse_space},
    {"enspace", parse_space},
    {"\n", parse_space},
    {"dots", parse_dots},
    {"not", parse_not},
    {"bmod", parse_modulo},
    {"pmod", parse_modulo},
};

static void parse_accent(struct parser *p, struct node_list *list, struct token token,
                         const struct accent *accent)
{
    struct node *node = parser_add(p, list, NODE_ACCENT, ATOM_ORD);
    node->u.accent.code = accent->code;
    node->u.accent.wide = accent->wide;
    parser_argument(p, &node->u.accent.body, token);
}

/* \mathbf{...}: one atom keeps its class (\boldsymbol{+}), more become a group. */
static void parse_alphabet(struct parser *p, struct node_list *list, struct token token,
                           enum alphabet alphabet)
{
    struct node_list body = {0};
    enum alphabet outer = p->alphabet;
    p->alphabet = alphabet;
    parser_argument(p, &body, token);
    p->alphabet = outer;
    struct node *only = body.first;
    if (only && only == body.last && !only->sup && !only->sub) {
        parser_append(list, only);
        return;
    }
    parser_add(p, list, NODE_GROUP, ATOM_ORD)->u.group = body;
}

static void fail_unknown(struct parser *p, struct token token)
{
    int length = (int)token.length;
    if (!length) {
        parser_fail(p, token.start, token.end, "a \\ at the end of the formula");
        return;
    }
    const char *near = symbol_suggestion(token.name, token.length);
    if (near)
        parser_fail(p, token.start, token.end, "there is no command \\%.*s; did you mean \\%s?",
                    length, token.name, near);
    else
        parser_fail(p, token.start, token.end,
                    "there is no command \\%.*s; for the name of a function write "
                    "\\operatorname{%.*s}",
                    length, token.name, length, token.name);
}

void parser_command(struct parser *p, struct node_list *list, struct token token)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (token_is(token, commands[i].name)) {
            commands[i].parse(p, list, token);
            return;
        }
    }
    const struct symbol *symbol = symbol_named(token.name, token.length);
    const struct function_name *function = function_named(token.name, token.length);
    const struct accent *accent = accent_named(token.name, token.length);
    const struct alphabet_command *alphabet = alphabet_named(token.name, token.length);
    if (symbol)
        parser_add_symbol(p, list, symbol);
    else if (function)
        add_name(p, list, function->text, strlen(function->text), function->takes_limits);
    else if (accent)
        parse_accent(p, list, token, accent);
    else if (alphabet)
        parse_alphabet(p, list, token, alphabet->alphabet);
    else
        fail_unknown(p, token);
}
