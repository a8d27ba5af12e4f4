#include "algebra/tex_name.h"

#include "algebra/lexer.h"

#include <string.h>

struct symbol {
    const char *command; /* without the backslash */
    const char *plain;
};

/* Greek letters first: their names may stand for them in a model. */
static const struct symbol symbols[] = {
    {"alpha", "α"},      {"beta", "β"},    {"gamma", "γ"},  {"delta", "δ"}, {"epsilon", "ϵ"},
    {"varepsilon", "ε"}, {"zeta", "ζ"},    {"eta", "η"},    {"theta", "θ"}, {"vartheta", "ϑ"},
    {"iota", "ι"},       {"kappa", "κ"},   {"lambda", "λ"}, {"mu", "μ"},    {"nu", "ν"},
    {"xi", "ξ"},         {"pi", "π"},      {"rho", "ρ"},    {"sigma", "σ"}, {"varsigma", "ς"},
    {"tau", "τ"},        {"upsilon", "υ"}, {"varphi", "φ"}, {"phi", "ϕ"},   {"chi", "χ"},
    {"psi", "ψ"},        {"omega", "ω"},   {"Gamma", "Γ"},  {"Delta", "Δ"}, {"Theta", "Θ"},
    {"Lambda", "Λ"},     {"Xi", "Ξ"},      {"Pi", "Π"},     {"Sigma", "Σ"}, {"Upsilon", "Υ"},
    {"Phi", "Φ"},        {"Psi", "Ψ"},     {"Omega", "Ω"},  {"ell", "ℓ"},   {"partial", "∂"},
    {"nabla", "∇"},      {"star", "*"},    {"ast", "*"},    {"prime", "′"}, {"dagger", "†"},
    {"top", "ᵀ"},        {"circ", "∘"},    {"cdot", "·"},   {"times", "×"}, {"infty", "∞"},
    {"infin", "∞"},      {"mathbf", ""},   {"mathrm", ""},  {"mathit", ""}, {"mathcal", ""},
    {"mathsf", ""},      {"mathbb", ""},   {"text", ""},    {"textbf", ""}, {"operatorname", ""},
    {"boldsymbol", ""},  {"left", ""},     {"right", ""},   {"quad", " "},
};

enum { LAST_GREEK = 37 };

/* Accents stand behind their letter in Unicode: \hat{y} is y and U+0302. */
static const struct symbol accents[] = {
    {"hat", "\u0302"},   {"bar", "\u0304"},   {"tilde", "\u0303"},     {"dot", "\u0307"},
    {"ddot", "\u0308"},  {"vec", "\u20D7"},   {"overline", "\u0304"},  {"widehat", "\u0302"},
    {"check", "\u030C"}, {"breve", "\u0306"}, {"widetilde", "\u0303"},
};

static const char *lookup(const struct symbol *table, size_t count, const char *command,
                          size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (!strncmp(table[i].command, command, length) && !table[i].command[length])
            return table[i].plain;
    return NULL;
}

/* Behind an accent's first letter, braces skipped, comes its mark. */
static const char *put_accented(struct cg_strbuf *out, const char *at, const char *mark)
{
    const char *end = at + strlen(at);
    while (*at == '{' || *at == ' ')
        at++;
    if (*at && *at != '\\' && *at != '}') {
        const char *from = at;
        cg_utf8_next(&at, end);
        cg_putn(out, from, (size_t)(at - from));
    }
    cg_put(out, mark);
    return at;
}

static const char *put_command(struct cg_strbuf *out, const char *at)
{
    size_t length = 0;
    while ((at[length] | 32) >= 'a' && (at[length] | 32) <= 'z')
        length++;
    if (length == 0) { /* \, \; \{ ... */
        if (*at && strchr("{}#%&_", *at))
            cg_putc(out, *at);
        return *at ? at + 1 : at;
    }
    const char *mark = lookup(accents, sizeof accents / sizeof *accents, at, length);
    const char *plain = lookup(symbols, sizeof symbols / sizeof *symbols, at, length);
    if (mark)
        return put_accented(out, at + length, mark);
    if (plain)
        cg_put(out, plain);
    else
        cg_putn(out, at, length);
    at += length;
    while (*at == ' ')
        at++;
    return at;
}

void cg_put_plain_tex(struct cg_strbuf *out, const char *tex)
{
    while (*tex) {
        if (*tex == '\\') {
            tex = put_command(out, tex + 1);
            continue;
        }
        if (!strchr("{}^_~", *tex))
            cg_putc(out, *tex);
        tex++;
    }
}

const char *cg_tex_flaw(const char *tex, size_t length)
{
    int braces = 0;
    if (length == 0)
        return "expected the TeX of the name behind 'as', such as Y^*";
    if (length > 200)
        return "the TeX of a name may have at most 200 bytes";
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)tex[i];
        if (c < 0x20 || c == 0x7F)
            return "the TeX of a name has a control character in it";
        if (c == '$')
            return "the TeX behind 'as' stands without dollar signs";
        if (c == '\\' && i + 1 < length)
            i++;
        braces += (c == '{') - (c == '}');
        if (braces < 0)
            return "the TeX behind 'as' has a '}' without its '{'";
    }
    return braces ? "the TeX behind 'as' has a '{' without its '}'" : NULL;
}

/* One piece of a name, without digits or _ at its end: a letter, a Greek letter or a word. */
static void put_base(struct cg_strbuf *out, const char *text, size_t length)
{
    for (size_t i = 0; i <= LAST_GREEK; i++) {
        const struct symbol *s = &symbols[i];
        bool by_name = !strncmp(s->command, text, length) && !s->command[length];
        bool by_letter = !strncmp(s->plain, text, length) && !s->plain[length];
        if (by_name || by_letter) {
            cg_putf(out, "\\%s", s->command);
            return;
        }
    }
    if (length == 1 && *text != '_')
        cg_putc(out, *text);
    else {
        cg_put(out, "\\text{");
        for (size_t i = 0; i < length; i++) {
            if (text[i] == '_')
                cg_putc(out, '\\');
            cg_putc(out, text[i]);
        }
        cg_putc(out, '}');
    }
}

/* The bytes of the digits at the end, plain or lowered. */
static size_t digits_at_end(const char *text, size_t length)
{
    size_t from = length;
    for (;;) {
        if (from > 0 && text[from - 1] >= '0' && text[from - 1] <= '9')
            from--;
        else if (from > 2 && !memcmp(text + from - 3, "\xE2\x82", 2) &&
                 (unsigned char)text[from - 1] <= 0x89)
            from -= 3;
        else
            return length - from;
    }
}

static void put_digits(struct cg_strbuf *out, const char *text, size_t length)
{
    for (const char *at = text, *end = text + length; at < end;) {
        unsigned c = cg_utf8_next(&at, end);
        cg_putc(out, (char)(c >= 0x2080 ? '0' + (c - 0x2080) : c));
    }
}

/* δZ1 is δ with the index Z1: the bytes of a Greek letter that a Latin one follows, or 0. */
static size_t greek_before_latin(const char *name)
{
    for (size_t i = 0; i <= LAST_GREEK; i++) {
        size_t length = strlen(symbols[i].plain);
        char next = strncmp(symbols[i].plain, name, length) ? 0 : name[length];
        if ((next | 32) >= 'a' && (next | 32) <= 'z')
            return length;
    }
    return 0;
}

const char *cg_default_tex(struct cg_arena *arena, const char *name)
{
    size_t greek = greek_before_latin(name);
    if (greek)
        return cg_format(arena, "%s_{%s}", cg_default_tex(arena, cg_strndup(arena, name, greek)),
                         cg_default_tex(arena, name + greek));
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    size_t length = strlen(name), digits = digits_at_end(name, length);
    size_t base = length - digits;
    while (base > 1 && name[base - 1] == '_')
        base--; /* W_1 is as W1 */
    const char *low = memchr(name + 1, '_', base > 1 ? base - 1 : 0);
    if (low && digits == 0 && low[1] != '_') { /* W_out */
        put_base(&out, name, (size_t)(low - name));
        cg_put(&out, "_{");
        put_base(&out, low + 1, base - (size_t)(low + 1 - name));
        cg_putc(&out, '}');
    } else {
        put_base(&out, name, base);
        if (digits) {
            bool several = cg_utf8_length(name + length - digits, digits) > 1;
            cg_put(&out, several ? "_{" : "_");
            put_digits(&out, name + length - digits, digits);
            if (several)
                cg_putc(&out, '}');
        }
    }
    const char *tex = cg_strdup(arena, out.text);
    cg_strbuf_finish(&out);
    return tex;
}

static void put_named(struct cg_strbuf *out, const struct cg_model *model, int dim,
                      const char *name)
{
    if (name)
        cg_put(out, name);
    else
        cg_putf(out, "%zu", cg_dim_size(model, dim));
}

void cg_put_size(struct cg_strbuf *out, const struct cg_model *model, int dim)
{
    put_named(out, model, dim, cg_size_name(model, dim));
}

void cg_put_axis(struct cg_strbuf *out, const struct cg_model *model, int dim)
{
    put_named(out, model, dim, cg_dim_name(model, dim));
}
