/* The words of index notation: sum_i, H[k], δ_il, and the signs that the board prints. */
#include "algebra/lexer.h"

#include "algebra/names.h"
#include "algebra/parser.h"
#include "algebra/tex_name.h"

#include <chalkgrad/model.h>
#include <chalkgrad/strbuf.h>

#include <stdlib.h>
#include <string.h>

struct scanner {
    struct cg_tokens *tokens;
    const struct cg_model *model;
    struct cg_value *const *results;
    size_t n_results;
    const char *start, *at, *end;
    struct cg_place place;
};

static struct cg_token *push(struct scanner *s, enum cg_token_kind kind, size_t size)
{
    struct cg_tokens *tokens = s->tokens;
    if (tokens->count == tokens->capacity) {
        tokens->capacity = tokens->capacity ? 2 * tokens->capacity : 64;
        tokens->items = cg_xrealloc(tokens->items, tokens->capacity * sizeof *tokens->items);
    }
    struct cg_token *token = &tokens->items[tokens->count++];
    struct cg_place place = s->place;
    place.column += (int)cg_utf8_length(s->start, (size_t)(s->at - s->start));
    *token = (struct cg_token){.kind = kind, .start = s->at, .size = size, .place = place};
    s->at += size;
    return token;
}

static size_t left(const struct scanner *s)
{
    return (size_t)(s->end - s->at);
}

static bool starts(const char *at, const char *end, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(end - at) >= length && !memcmp(at, text, length);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* May a name go on at `at`? An underscore leads indices as well as it joins words. */
static bool goes_on(const char *at, const char *end)
{
    if (at >= end || *at == '_')
        return false;
    return cg_is_name_part(cg_utf8_next(&at, end));
}

/* _kl or _{kl}; the bytes it takes, 0 where there are none or more than `most`. */
static size_t subscript(const char *at, const char *end, size_t most, char *letters)
{
    const char *from = at;
    size_t n = 0;
    if (at >= end || *at != '_')
        return 0;
    bool braces = ++at < end && *at == '{';
    at += braces;
    while (at < end && is_letter(*at) && n < most)
        letters[n++] = *at++;
    letters[n] = '\0';
    if (!n || (braces && (at >= end || *at++ != '}')) || goes_on(at, end))
        return 0;
    return (size_t)(at - from);
}

/* [k, l] or (k, l), in the given brackets. */
static size_t bracketed(const char *at, const char *end, char open, char close, char *letters)
{
    const char *from = at;
    size_t n = 0;
    if (at >= end || *at++ != open)
        return 0;
    for (;;) {
        while (at < end && *at == ' ')
            at++;
        if (at >= end || !is_letter(*at) || n == 2)
            return 0;
        letters[n++] = *at++;
        while (at < end && *at == ' ')
            at++;
        if (at < end && *at == close)
            break;
        if (at >= end || *at++ != ',')
            return 0;
    }
    letters[n] = '\0';
    return (size_t)(at + 1 - from);
}

/* ---- names ---- */

/* A name as it was found: its bytes here, and what it means. */
struct found {
    size_t size;
    const char *meaning;
};

static bool ends_in_sign(const char *text, size_t size)
{
    return size > 1 && (text[size - 1] == '*' || text[size - 1] == '\'');
}

/* Takes `text` for the name if it stands here, is longer, and ends where a name may end. */
static void offer(struct found *best, const char *at, const char *end, const char *text,
                  const char *meaning, bool tight)
{
    size_t size = strlen(text);
    if (size <= best->size || !starts(at, end, text))
        return;
    const char *behind = at + size;
    bool name_follows = goes_on(behind, end) || (behind < end && *behind == '(');
    if (tight                      ? cg_utf8_length(text, size) != 1
        : ends_in_sign(text, size) ? name_follows
                                   : goes_on(behind, end))
        return;
    *best = (struct found){size, meaning};
}

static void offer_value(struct found *best, const char *at, const char *end,
                        const struct cg_value *value, bool tight)
{
    struct cg_strbuf shown;
    cg_strbuf_init(&shown);
    cg_put_plain_tex(&shown, value->tex);
    offer(best, at, end, value->name, value->name, tight);
    offer(best, at, end, shown.text, value->name, tight);
    cg_strbuf_finish(&shown);
}

static struct found find_once(const struct scanner *s, const char *at, bool tight)
{
    struct found best = {0, NULL};
    const struct cg_model *model = s->model;
    for (size_t i = 0; i < s->n_results; i++)
        offer_value(&best, at, s->end, s->results[i], tight);
    for (size_t i = 0; i < model->n_values; i++)
        offer_value(&best, at, s->end, model->values[i], tight);
    if (tight)
        return best;
    for (size_t i = 0; i < model->n_functions; i++) {
        struct cg_strbuf shown;
        cg_strbuf_init(&shown);
        cg_put_plain_tex(&shown, model->functions[i]->tex);
        offer(&best, at, s->end, model->functions[i]->name, model->functions[i]->name, false);
        offer(&best, at, s->end, shown.text, model->functions[i]->name, false);
        cg_strbuf_finish(&shown);
    }
    for (size_t i = 0; i < model->n_dims; i++)
        if (model->dims[i].name)
            offer(&best, at, s->end, model->dims[i].name, model->dims[i].name, false);
    for (int i = CG_BUILTIN_NONE + 1; i <= CG_BUILTIN_ZEROS; i++)
        offer(&best, at, s->end, cg_builtin_name((enum cg_builtin)i), NULL, false);
    offer(&best, at, s->end, "axis", NULL, false);
    offer(&best, at, s->end, "tr", "trace", false);
    return best;
}

/* The longest name that stands here; in HW the first of single letters that stand close. */
static struct found find(const struct scanner *s, const char *at)
{
    struct found whole = find_once(s, at, false);
    if (whole.size)
        return whole;
    struct found first = find_once(s, at, true);
    if (!first.size)
        return first;
    for (const char *next = at + first.size; goes_on(next, s->end);) {
        struct found more = find_once(s, next, false);
        if (!more.size)
            more = find_once(s, next, true);
        if (!more.size)
            return (struct found){0, NULL};
        next += more.size;
    }
    return first;
}

/* ---- tokens ---- */

static bool lex_name(struct scanner *s)
{
    const char *at = s->at;
    if (!cg_is_name_start(cg_utf8_next(&at, s->end)) || *s->at == '_')
        return false;
    struct found found = find(s, s->at);
    if (!found.size && *s->at == 'd') {
        if (find(s, s->at + 1).size || starts(s->at, s->end, "d/d")) {
            push(s, CG_TOKEN_D, 1);
            return true;
        }
    }
    if (!found.size) {
        for (at = s->at; at < s->end && goes_on(at, s->end);)
            cg_utf8_next(&at, s->end);
        found.size = (size_t)(at - s->at);
    }
    push(s, CG_TOKEN_NAME, found.size)->meaning = found.meaning;
    return true;
}

/* Does δ_il mean an entry of a value of that name? */
static bool names_a_matrix(const struct scanner *s, const char *word)
{
    const struct cg_value *value = cg_model_find(s->model, word);
    for (size_t i = 0; i < s->n_results; i++)
        if (!strcmp(s->results[i]->name, word))
            value = s->results[i];
    return value && cg_dim_root(s->model, value->shape.rows) &&
           cg_dim_root(s->model, value->shape.cols);
}

/* sum_i, Σ_ij, δ_il, delta(i,l): a word and its indices. */
static bool lex_indexed_word(struct scanner *s)
{
    static const char *const sums[] = {"sum", "Σ", "∑"}, *const deltas[] = {"delta", "δ"};
    char letters[8];
    for (size_t i = 0; i < 3; i++) {
        size_t word = strlen(sums[i]);
        size_t size = starts(s->at, s->end, sums[i])
                          ? subscript(s->at + word, s->end, sizeof letters - 1, letters)
                          : 0;
        if (!size)
            continue;
        memcpy(push(s, CG_TOKEN_SUM_OVER, word + size)->letters, letters, sizeof letters);
        return true;
    }
    for (size_t i = 0; i < 2; i++) {
        size_t word = strlen(deltas[i]);
        if (!starts(s->at, s->end, deltas[i]) || names_a_matrix(s, deltas[i]))
            continue;
        const char *behind = s->at + word;
        size_t size = subscript(behind, s->end, 2, letters);
        if (!size)
            size = bracketed(behind, s->end, '(', ')', letters);
        if (!size)
            size = bracketed(behind, s->end, '[', ']', letters);
        if (!size || strlen(letters) != 2)
            continue;
        memcpy(push(s, CG_TOKEN_DELTA, word + size)->letters, letters, sizeof letters);
        return true;
    }
    return false;
}

/* Indices close behind a name or a bracket. */
static bool lex_index(struct scanner *s)
{
    const struct cg_token *last = s->tokens->count ? &s->tokens->items[s->tokens->count - 1] : NULL;
    char letters[8];
    if (!last || last->start + last->size != s->at ||
        (last->kind != CG_TOKEN_NAME && last->kind != CG_TOKEN_INDEX &&
         last->kind != CG_TOKEN_CLOSE && last->kind != CG_TOKEN_CLOSE_ROW &&
         last->kind != CG_TOKEN_TRANSPOSE))
        return false;
    size_t size = subscript(s->at, s->end, 2, letters);
    if (!size)
        size = bracketed(s->at, s->end, '[', ']', letters);
    if (!size)
        return false;
    memcpy(push(s, CG_TOKEN_INDEX, size)->letters, letters, sizeof letters);
    return true;
}

static bool lex_number(struct scanner *s)
{
    static const struct {
        const char *text;
        int num, den;
    } table[] = {{"½", 1, 2}, {"⅓", 1, 3}, {"⅔", 2, 3}, {"¼", 1, 4}, {"¾", 3, 4},
                 {"⅕", 1, 5}, {"⅖", 2, 5}, {"⅗", 3, 5}, {"⅘", 4, 5}, {"⅙", 1, 6},
                 {"⅚", 5, 6}, {"⅛", 1, 8}, {"⅜", 3, 8}, {"⅝", 5, 8}, {"⅞", 7, 8}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (starts(s->at, s->end, table[i].text)) {
            struct cg_token *token = push(s, CG_TOKEN_NUMBER, strlen(table[i].text));
            token->number = table[i].num;
            token->den = table[i].den;
            return true;
        }
    bool digit = *s->at >= '0' && *s->at <= '9';
    if (!digit && !(*s->at == '.' && left(s) > 1 && s->at[1] >= '0' && s->at[1] <= '9'))
        return false;
    char text[64], *behind;
    size_t size = left(s) < sizeof text ? left(s) : sizeof text - 1;
    memcpy(text, s->at, size);
    text[size] = '\0';
    text[strspn(text, "0123456789.eE+-")] = '\0'; /* no hexadecimal */
    double number = strtod(text, &behind);
    push(s, CG_TOKEN_NUMBER, (size_t)(behind - text))->number = number;
    return true;
}

/* ², ⁻¹: a power. */
static bool lex_raised(struct scanner *s)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    bool minus = starts(s->at, s->end, "⁻");
    const char *digit = s->at + (minus ? strlen("⁻") : 0);
    for (int i = 0; i < 10; i++)
        if (starts(digit, s->end, raised[i])) {
            size_t size = (size_t)(digit - s->at) + strlen(raised[i]);
            push(s, CG_TOKEN_POWER, 0);
            push(s, CG_TOKEN_NUMBER, size)->number = minus ? -i : i;
            return true;
        }
    return false;
}

static bool lex_sign(struct scanner *s)
{
    static const struct {
        const char *text;
        enum cg_token_kind kind;
    } signs[] = {
        {"**", CG_TOKEN_POWER},    {"^", CG_TOKEN_POWER},     {"*", CG_TOKEN_STAR},
        {"·", CG_TOKEN_STAR},      {"+", CG_TOKEN_PLUS},      {"-", CG_TOKEN_MINUS},
        {"−", CG_TOKEN_MINUS},     {"/", CG_TOKEN_SLASH},     {"@", CG_TOKEN_AT},
        {"'", CG_TOKEN_PRIME},     {"′", CG_TOKEN_PRIME},     {".T", CG_TOKEN_TRANSPOSE},
        {"ᵀ", CG_TOKEN_TRANSPOSE}, {"(", CG_TOKEN_OPEN},      {")", CG_TOKEN_CLOSE},
        {"[", CG_TOKEN_OPEN_ROW},  {"]", CG_TOKEN_CLOSE_ROW}, {",", CG_TOKEN_COMMA},
        {"=", CG_TOKEN_EQUALS},    {"‖", CG_TOKEN_NORM},      {"∂", CG_TOKEN_D},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (starts(s->at, s->end, signs[i].text)) {
            push(s, signs[i].kind, strlen(signs[i].text));
            return true;
        }
    if (!starts(s->at, s->end, "√"))
        return false;
    push(s, CG_TOKEN_NAME, strlen("√"))->meaning = "sqrt";
    return true;
}

static void lex_one(struct scanner *s)
{
    if (strchr(" \t\r\n", *s->at) && *s->at) {
        s->at++;
        return;
    }
    if (lex_index(s) || lex_indexed_word(s) || lex_number(s) || lex_raised(s) || lex_name(s) ||
        lex_sign(s))
        return;
    const char *at = s->at;
    cg_utf8_next(&at, s->end);
    push(s, CG_TOKEN_BAD, (size_t)(at - s->at))->message =
        "this character means nothing in an equation";
}

void cg_index_tokens(struct cg_tokens *tokens, const struct cg_model *model,
                     struct cg_value *const *results, size_t n_results, const char *text,
                     size_t length, struct cg_place start)
{
    *tokens = (struct cg_tokens){0};
    struct scanner s = {tokens, model, results, n_results, text, text, text + length, start};
    while (s.at < s.end)
        lex_one(&s);
    push(&s, CG_TOKEN_END, 0);
}
