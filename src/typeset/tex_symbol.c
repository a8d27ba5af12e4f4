#include "typeset/tex_symbol.h"

#include <string.h>

#define PLAIN     SYMBOL_PLAIN
#define LETTER    SYMBOL_LETTER
#define DELIMITER SYMBOL_DELIMITER
#define LARGE     SYMBOL_LARGE
#define INTEGRAL  SYMBOL_INTEGRAL

/* Where two commands share a character, the first is what the character typed directly means. */
static const struct symbol symbols[] = {
    /* Greek */
    {"alpha", 0x3B1, ATOM_ORD, LETTER},
    {"beta", 0x3B2, ATOM_ORD, LETTER},
    {"gamma", 0x3B3, ATOM_ORD, LETTER},
    {"delta", 0x3B4, ATOM_ORD, LETTER},
    {"epsilon", 0x3F5, ATOM_ORD, LETTER},
    {"varepsilon", 0x3B5, ATOM_ORD, LETTER},
    {"zeta", 0x3B6, ATOM_ORD, LETTER},
    {"eta", 0x3B7, ATOM_ORD, LETTER},
    {"theta", 0x3B8, ATOM_ORD, LETTER},
    {"vartheta", 0x3D1, ATOM_ORD, LETTER},
    {"iota", 0x3B9, ATOM_ORD, LETTER},
    {"kappa", 0x3BA, ATOM_ORD, LETTER},
    {"lambda", 0x3BB, ATOM_ORD, LETTER},
    {"mu", 0x3BC, ATOM_ORD, LETTER},
    {"nu", 0x3BD, ATOM_ORD, LETTER},
    {"xi", 0x3BE, ATOM_ORD, LETTER},
    {"omicron", 0x3BF, ATOM_ORD, LETTER},
    {"pi", 0x3C0, ATOM_ORD, LETTER},
    {"varpi", 0x3D6, ATOM_ORD, LETTER},
    {"rho", 0x3C1, ATOM_ORD, LETTER},
    {"varrho", 0x3F1, ATOM_ORD, LETTER},
    {"varsigma", 0x3C2, ATOM_ORD, LETTER},
    {"sigma", 0x3C3, ATOM_ORD, LETTER},
    {"tau", 0x3C4, ATOM_ORD, LETTER},
    {"upsilon", 0x3C5, ATOM_ORD, LETTER},
    {"varphi", 0x3C6, ATOM_ORD, LETTER},
    {"phi", 0x3D5, ATOM_ORD, LETTER},
    {"chi", 0x3C7, ATOM_ORD, LETTER},
    {"psi", 0x3C8, ATOM_ORD, LETTER},
    {"omega", 0x3C9, ATOM_ORD, LETTER},
    {"Gamma", 0x393, ATOM_ORD, LETTER},
    {"Delta", 0x394, ATOM_ORD, LETTER},
    {"Theta", 0x398, ATOM_ORD, LETTER},
    {"Lambda", 0x39B, ATOM_ORD, LETTER},
    {"Xi", 0x39E, ATOM_ORD, LETTER},
    {"Pi", 0x3A0, ATOM_ORD, LETTER},
    {"Sigma", 0x3A3, ATOM_ORD, LETTER},
    {"Upsilon", 0x3A5, ATOM_ORD, LETTER},
    {"Phi", 0x3A6, ATOM_ORD, LETTER},
    {"Psi", 0x3A8, ATOM_ORD, LETTER},
    {"Omega", 0x3A9, ATOM_ORD, LETTER},
    /* ordinary */
    {"partial", 0x2202, ATOM_ORD, LETTER},
    {"nabla", 0x2207, ATOM_ORD, PLAIN},
    {"infty", 0x221E, ATOM_ORD, PLAIN},
    {"top", 0x22A4, ATOM_ORD, PLAIN},
    {"bot", 0x22A5, ATOM_ORD, PLAIN},
    {"prime", 0x2032, ATOM_ORD, PLAIN},
    {"ell", 0x2113, ATOM_ORD, PLAIN},
    {"hbar", 0x210F, ATOM_ORD, PLAIN},
    {"Re", 0x211C, ATOM_ORD, PLAIN},
    {"Im", 0x2111, ATOM_ORD, PLAIN},
    {"aleph", 0x2135, ATOM_ORD, PLAIN},
    {"emptyset", 0x2205, ATOM_ORD, PLAIN},
    {"varnothing", 0x2205, ATOM_ORD, PLAIN},
    {"forall", 0x2200, ATOM_ORD, PLAIN},
    {"exists", 0x2203, ATOM_ORD, PLAIN},
    {"neg", 0xAC, ATOM_ORD, PLAIN},
    {"lnot", 0xAC, ATOM_ORD, PLAIN},
    {"imath", 0x1D6A4, ATOM_ORD, PLAIN},
    {"jmath", 0x1D6A5, ATOM_ORD, PLAIN},
    {"degree", 0xB0, ATOM_ORD, PLAIN},
    {"checkmark", 0x2713, ATOM_ORD, PLAIN},
    {"square", 0x25A1, ATOM_ORD, PLAIN},
    {"vdots", 0x22EE, ATOM_ORD, PLAIN},
    {"angle", 0x2220, ATOM_ORD, PLAIN},
    {"triangle", 0x25B3, ATOM_ORD, PLAIN},
    {"#", '#', ATOM_ORD, PLAIN},
    {"%", '%', ATOM_ORD, PLAIN},
    {"&", '&', ATOM_ORD, PLAIN},
    {"$", '$', ATOM_ORD, PLAIN},
    {"_", '_', ATOM_ORD, PLAIN},
    /* binary operators */
    {"times", 0xD7, ATOM_BIN, PLAIN},
    {"cdot", 0x22C5, ATOM_BIN, PLAIN},
    {"odot", 0x2299, ATOM_BIN, PLAIN},
    {"oplus", 0x2295, ATOM_BIN, PLAIN},
    {"ominus", 0x2296, ATOM_BIN, PLAIN},
    {"otimes", 0x2297, ATOM_BIN, PLAIN},
    {"oslash", 0x2298, ATOM_BIN, PLAIN},
    {"circ", 0x2218, ATOM_BIN, PLAIN},
    {"bullet", 0x2219, ATOM_BIN, PLAIN},
    {"ast", 0x2217, ATOM_BIN, PLAIN},
    {"star", 0x22C6, ATOM_BIN, PLAIN},
    {"pm", 0xB1, ATOM_BIN, PLAIN},
    {"mp", 0x2213, ATOM_BIN, PLAIN},
    {"div", 0xF7, ATOM_BIN, PLAIN},
    {"cap", 0x2229, ATOM_BIN, PLAIN},
    {"cup", 0x222A, ATOM_BIN, PLAIN},
    {"setminus", 0x2216, ATOM_BIN, PLAIN},
    {"wedge", 0x2227, ATOM_BIN, PLAIN},
    {"land", 0x2227, ATOM_BIN, PLAIN},
    {"vee", 0x2228, ATOM_BIN, PLAIN},
    {"lor", 0x2228, ATOM_BIN, PLAIN},
    {"dagger", 0x2020, ATOM_BIN, PLAIN},
    {"diamond", 0x22C4, ATOM_BIN, PLAIN},
    {"boxtimes", 0x22A0, ATOM_BIN, PLAIN},
    /* relations */
    {"neq", 0x2260, ATOM_REL, PLAIN},
    {"ne", 0x2260, ATOM_REL, PLAIN},
    {"leq", 0x2264, ATOM_REL, PLAIN},
    {"le", 0x2264, ATOM_REL, PLAIN},
    {"geq", 0x2265, ATOM_REL, PLAIN},
    {"ge", 0x2265, ATOM_REL, PLAIN},
    {"lt", '<', ATOM_REL, PLAIN},
    {"gt", '>', ATOM_REL, PLAIN},
    {"ll", 0x226A, ATOM_REL, PLAIN},
    {"gg", 0x226B, ATOM_REL, PLAIN},
    {"approx", 0x2248, ATOM_REL, PLAIN},
    {"equiv", 0x2261, ATOM_REL, PLAIN},
    {"sim", 0x223C, ATOM_REL, PLAIN},
    {"simeq", 0x2243, ATOM_REL, PLAIN},
    {"cong", 0x2245, ATOM_REL, PLAIN},
    {"propto", 0x221D, ATOM_REL, PLAIN},
    {"coloneqq", 0x2254, ATOM_REL, PLAIN},
    {"triangleq", 0x225C, ATOM_REL, PLAIN},
    {"in", 0x2208, ATOM_REL, PLAIN},
    {"notin", 0x2209, ATOM_REL, PLAIN},
    {"ni", 0x220B, ATOM_REL, PLAIN},
    {"subset", 0x2282, ATOM_REL, PLAIN},
    {"subseteq", 0x2286, ATOM_REL, PLAIN},
    {"supset", 0x2283, ATOM_REL, PLAIN},
    {"supseteq", 0x2287, ATOM_REL, PLAIN},
    {"mid", 0x2223, ATOM_REL, PLAIN},
    {"parallel", 0x2225, ATOM_REL, PLAIN},
    {"perp", 0x27C2, ATOM_REL, PLAIN},
    {"models", 0x22A8, ATOM_REL, PLAIN},
    {"vdash", 0x22A2, ATOM_REL, PLAIN},
    /* arrows */
    {"to", 0x2192, ATOM_REL, PLAIN},
    {"rightarrow", 0x2192, ATOM_REL, PLAIN},
    {"leftarrow", 0x2190, ATOM_REL, PLAIN},
    {"gets", 0x2190, ATOM_REL, PLAIN},
    {"leftrightarrow", 0x2194, ATOM_REL, PLAIN},
    {"Rightarrow", 0x21D2, ATOM_REL, PLAIN},
    {"Leftarrow", 0x21D0, ATOM_REL, PLAIN},
    {"Leftrightarrow", 0x21D4, ATOM_REL, PLAIN},
    {"longrightarrow", 0x27F6, ATOM_REL, PLAIN},
    {"longleftarrow", 0x27F5, ATOM_REL, PLAIN},
    {"Longrightarrow", 0x27F9, ATOM_REL, PLAIN},
    {"implies", 0x27F9, ATOM_REL, PLAIN},
    {"iff", 0x27FA, ATOM_REL, PLAIN},
    {"mapsto", 0x21A6, ATOM_REL, PLAIN},
    {"longmapsto", 0x27FC, ATOM_REL, PLAIN},
    {"hookrightarrow", 0x21AA, ATOM_REL, PLAIN},
    {"nearrow", 0x2197, ATOM_REL, PLAIN},
    {"searrow", 0x2198, ATOM_REL, PLAIN},
    {"uparrow", 0x2191, ATOM_REL, DELIMITER},
    {"downarrow", 0x2193, ATOM_REL, DELIMITER},
    {"updownarrow", 0x2195, ATOM_REL, DELIMITER},
    /* delimiters */
    {"{", '{', ATOM_OPEN, DELIMITER},
    {"lbrace", '{', ATOM_OPEN, DELIMITER},
    {"}", '}', ATOM_CLOSE, DELIMITER},
    {"rbrace", '}', ATOM_CLOSE, DELIMITER},
    {"lbrack", '[', ATOM_OPEN, DELIMITER},
    {"rbrack", ']', ATOM_CLOSE, DELIMITER},
    {"langle", 0x27E8, ATOM_OPEN, DELIMITER},
    {"rangle", 0x27E9, ATOM_CLOSE, DELIMITER},
    {"lfloor", 0x230A, ATOM_OPEN, DELIMITER},
    {"rfloor", 0x230B, ATOM_CLOSE, DELIMITER},
    {"lceil", 0x2308, ATOM_OPEN, DELIMITER},
    {"rceil", 0x2309, ATOM_CLOSE, DELIMITER},
    {"|", 0x2016, ATOM_ORD, DELIMITER},
    {"Vert", 0x2016, ATOM_ORD, DELIMITER},
    {"vert", '|', ATOM_ORD, DELIMITER},
    {"lvert", '|', ATOM_OPEN, DELIMITER},
    {"rvert", '|', ATOM_CLOSE, DELIMITER},
    {"lVert", 0x2016, ATOM_OPEN, DELIMITER},
    {"rVert", 0x2016, ATOM_CLOSE, DELIMITER},
    {"backslash", '\\', ATOM_ORD, DELIMITER},
    /* punctuation */
    {"ldots", 0x2026, ATOM_INNER, PLAIN},
    {"cdots", 0x22EF, ATOM_INNER, PLAIN},
    {"ddots", 0x22F1, ATOM_INNER, PLAIN},
    {"colon", ':', ATOM_PUNCT, PLAIN},
    /* large operators */
    {"sum", 0x2211, ATOM_OP, LARGE},
    {"prod", 0x220F, ATOM_OP, LARGE},
    {"coprod", 0x2210, ATOM_OP, LARGE},
    {"bigcup", 0x22C3, ATOM_OP, LARGE},
    {"bigcap", 0x22C2, ATOM_OP, LARGE},
    {"bigoplus", 0x2A01, ATOM_OP, LARGE},
    {"bigotimes", 0x2A02, ATOM_OP, LARGE},
    {"bigodot", 0x2A00, ATOM_OP, LARGE},
    {"bigwedge", 0x22C0, ATOM_OP, LARGE},
    {"bigvee", 0x22C1, ATOM_OP, LARGE},
    {"int", 0x222B, ATOM_OP, INTEGRAL},
    {"iint", 0x222C, ATOM_OP, INTEGRAL},
    {"iiint", 0x222D, ATOM_OP, INTEGRAL},
    {"oint", 0x222E, ATOM_OP, INTEGRAL},
};

/* Characters that mean something else than themselves, or that no command names. */
static const struct {
    uint32_t typed;
    struct symbol symbol;
} typed[] = {
    {'+', {"", '+', ATOM_BIN, PLAIN}},       {'-', {"", 0x2212, ATOM_BIN, PLAIN}},
    {0x2212, {"", 0x2212, ATOM_BIN, PLAIN}}, {'*', {"", 0x2217, ATOM_BIN, PLAIN}},
    {0xB7, {"", 0x22C5, ATOM_BIN, PLAIN}},   {'=', {"", '=', ATOM_REL, PLAIN}},
    {'<', {"", '<', ATOM_REL, PLAIN}},       {'>', {"", '>', ATOM_REL, PLAIN}},
    {':', {"", ':', ATOM_REL, PLAIN}},       {',', {"", ',', ATOM_PUNCT, PLAIN}},
    {';', {"", ';', ATOM_PUNCT, PLAIN}},     {'!', {"", '!', ATOM_CLOSE, PLAIN}},
    {'?', {"", '?', ATOM_CLOSE, PLAIN}},     {'.', {"", '.', ATOM_ORD, PLAIN}},
    {'@', {"", '@', ATOM_ORD, PLAIN}},       {'"', {"", '"', ATOM_ORD, PLAIN}},
    {'`', {"", 0x2018, ATOM_ORD, PLAIN}},    {'/', {"", '/', ATOM_ORD, DELIMITER}},
    {'|', {"", '|', ATOM_ORD, DELIMITER}},   {'(', {"", '(', ATOM_OPEN, DELIMITER}},
    {')', {"", ')', ATOM_CLOSE, DELIMITER}}, {'[', {"", '[', ATOM_OPEN, DELIMITER}},
    {']', {"", ']', ATOM_CLOSE, DELIMITER}}, {0x3C6, {"", 0x3C6, ATOM_ORD, LETTER}},
    {0x3B5, {"", 0x3B5, ATOM_ORD, LETTER}},  {0xBD, {"", 0xBD, ATOM_ORD, PLAIN}},
};

static const struct function_name functions[] = {
    {"arccos", false, "arccos"}, {"arcsin", false, "arcsin"}, {"arctan", false, "arctan"},
    {"arg", false, "arg"},       {"cos", false, "cos"},       {"cosh", false, "cosh"},
    {"cot", false, "cot"},       {"coth", false, "coth"},     {"csc", false, "csc"},
    {"deg", false, "deg"},       {"det", true, "det"},        {"dim", false, "dim"},
    {"exp", false, "exp"},       {"gcd", true, "gcd"},        {"hom", false, "hom"},
    {"inf", true, "inf"},        {"ker", false, "ker"},       {"lg", false, "lg"},
    {"lim", true, "lim"},        {"ln", false, "ln"},         {"log", false, "log"},
    {"max", true, "max"},        {"min", true, "min"},        {"Pr", true, "Pr"},
    {"sec", false, "sec"},       {"sin", false, "sin"},       {"sinh", false, "sinh"},
    {"sup", true, "sup"},        {"tan", false, "tan"},       {"tanh", false, "tanh"},
    {"argmax", true, "argmax"},  {"argmin", true, "argmin"},
};

static const struct accent accents[] = {
    {"hat", 0x302, false},      {"bar", 0x304, false},
    {"tilde", 0x303, false},    {"vec", 0x20D7, false},
    {"dot", 0x307, false},      {"ddot", 0x308, false},
    {"check", 0x30C, false},    {"breve", 0x306, false},
    {"acute", 0x301, false},    {"grave", 0x300, false},
    {"mathring", 0x30A, false}, {"widehat", 0x302, true},
    {"widetilde", 0x303, true}, {"overrightarrow", 0x20D7, true},
};

static const struct alphabet_command alphabets[] = {
    {"mathrm", ALPHABET_ROMAN},
    {"mathbf", ALPHABET_BOLD},
    {"mathit", ALPHABET_ITALIC},
    {"mathnormal", ALPHABET_NORMAL},
    {"mathcal", ALPHABET_CALLIGRAPHIC},
    {"mathscr", ALPHABET_CALLIGRAPHIC},
    {"mathfrak", ALPHABET_FRAKTUR},
    {"mathbb", ALPHABET_DOUBLE},
    {"mathsf", ALPHABET_SANS},
    {"mathtt", ALPHABET_MONO},
    {"boldsymbol", ALPHABET_BOLD_ITALIC},
    {"bm", ALPHABET_BOLD_ITALIC},
};

/* Known to the parser itself; here for suggestions only. */
static const char *const structures[] = {
    "frac",         "dfrac",      "tfrac",       "binom",     "sqrt",     "left",     "right",
    "middle",       "big",        "Big",         "bigg",      "Bigg",     "overline", "underline",
    "overbrace",    "underbrace", "overset",     "underset",  "text",     "textbf",   "textit",
    "operatorname", "begin",      "end",         "limits",    "nolimits", "quad",     "qquad",
    "displaystyle", "textstyle",  "scriptstyle", "mathord",   "mathbin",  "mathrel",  "mathop",
    "mathopen",     "mathclose",  "mathpunct",   "mathinner", "obj",      "not",      "dots",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool same(const char *name, const char *text, size_t length)
{
    return strncmp(name, text, length) == 0 && name[length] == '\0';
}

const struct symbol *symbol_named(const char *name, size_t length)
{
    for (size_t i = 0; length && i < COUNT(symbols); i++)
        if (same(symbols[i].name, name, length))
            return &symbols[i];
    return NULL;
}

const struct symbol *symbol_typed(uint32_t character)
{
    for (size_t i = 0; i < COUNT(typed); i++)
        if (typed[i].typed == character)
            return &typed[i].symbol;
    for (size_t i = 0; character >= 0x80 && i < COUNT(symbols); i++)
        if (symbols[i].code == character)
            return &symbols[i];
    return NULL;
}

const struct function_name *function_named(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT(functions); i++)
        if (same(functions[i].name, name, length))
            return &functions[i];
    return NULL;
}

const struct accent *accent_named(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT(accents); i++)
        if (same(accents[i].name, name, length))
            return &accents[i];
    return NULL;
}

const struct alphabet_command *alphabet_named(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT(alphabets); i++)
        if (same(alphabets[i].name, name, length))
            return &alphabets[i];
    return NULL;
}

/* The mathematical alphabets of Unicode lie in blocks, with holes where a letter had a place
 * before: The Unicode Standard, U+1D400 to U+1D7FF. 0: the alphabet has no such letters. */
static const struct {
    uint32_t upper, lower, digit, upper_greek, lower_greek;
} blocks[] = {
    [ALPHABET_NORMAL] = {0x1D434, 0x1D44E, 0, 0, 0x1D6FC},
    [ALPHABET_ROMAN] = {0, 0, 0, 0, 0},
    [ALPHABET_BOLD] = {0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2},
    [ALPHABET_ITALIC] = {0x1D434, 0x1D44E, 0, 0x1D6E2, 0x1D6FC},
    [ALPHABET_BOLD_ITALIC] = {0x1D468, 0x1D482, 0x1D7CE, 0x1D71C, 0x1D736},
    [ALPHABET_CALLIGRAPHIC] = {0x1D49C, 0x1D4B6, 0, 0, 0},
    [ALPHABET_FRAKTUR] = {0x1D504, 0x1D51E, 0, 0, 0},
    [ALPHABET_DOUBLE] = {0x1D538, 0x1D552, 0x1D7D8, 0, 0},
    [ALPHABET_SANS] = {0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0},
    [ALPHABET_MONO] = {0x1D670, 0x1D68A, 0x1D7F6, 0, 0},
};

static uint32_t hole(uint32_t code)
{
    static const uint32_t holes[][2] = {
        {0x1D455, 0x210E}, {0x1D49D, 0x212C}, {0x1D4A0, 0x2130}, {0x1D4A1, 0x2131},
        {0x1D4A3, 0x210B}, {0x1D4A4, 0x2110}, {0x1D4A7, 0x2112}, {0x1D4A8, 0x2133},
        {0x1D4AD, 0x211B}, {0x1D4BA, 0x212F}, {0x1D4BC, 0x210A}, {0x1D4C4, 0x2134},
        {0x1D506, 0x212D}, {0x1D50B, 0x210C}, {0x1D50C, 0x2111}, {0x1D515, 0x211C},
        {0x1D51D, 0x2128}, {0x1D53A, 0x2102}, {0x1D53F, 0x210D}, {0x1D545, 0x2115},
        {0x1D547, 0x2119}, {0x1D548, 0x211A}, {0x1D549, 0x211D}, {0x1D551, 0x2124},
    };
    for (size_t i = 0; i < COUNT(holes); i++)
        if (holes[i][0] == code)
            return holes[i][1];
    return code;
}

/* The letters behind omega in each block of small Greek. */
static uint32_t greek_variant(uint32_t letter)
{
    static const uint32_t variants[] = {0x2202, 0x3F5, 0x3D1, 0x3F0, 0x3D5, 0x3F1, 0x3D6};
    for (uint32_t i = 0; i < COUNT(variants); i++)
        if (variants[i] == letter)
            return 25 + i;
    return 0;
}

uint32_t alphabet_letter(uint32_t letter, enum alphabet alphabet)
{
    if (letter >= 'A' && letter <= 'Z' && blocks[alphabet].upper)
        return hole(blocks[alphabet].upper + letter - 'A');
    if (letter >= 'a' && letter <= 'z' && blocks[alphabet].lower)
        return hole(blocks[alphabet].lower + letter - 'a');
    if (letter >= '0' && letter <= '9' && blocks[alphabet].digit)
        return blocks[alphabet].digit + letter - '0';
    if (letter >= 0x391 && letter <= 0x3A9 && blocks[alphabet].upper_greek)
        return blocks[alphabet].upper_greek + letter - 0x391;
    if (letter >= 0x3B1 && letter <= 0x3C9 && blocks[alphabet].lower_greek)
        return blocks[alphabet].lower_greek + letter - 0x3B1;
    if (greek_variant(letter) && blocks[alphabet].lower_greek)
        return blocks[alphabet].lower_greek + greek_variant(letter);
    return letter;
}

enum { LONGEST_NAME = 24 };

/* The least number of letters to add, drop, change or swap with a neighbour. */
static size_t edits(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LONGEST_NAME + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                second[j - 2] + 1 < best)
                best = second[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

static void consider(const char *candidate, const char *name, size_t length, size_t *least,
                     const char **best)
{
    size_t size = strlen(candidate);
    if (size < 2 || size > LONGEST_NAME)
        return;
    size_t distance = edits(name, length, candidate, size);
    if (distance < *least) {
        *least = distance;
        *best = candidate;
    }
}

const char *symbol_suggestion(const char *name, size_t length)
{
    if (length < 2 || length > LONGEST_NAME)
        return NULL;
    const char *best = NULL;
    size_t least = length <= 4 ? 2 : 3; /* the first distance that is too far */
    for (size_t i = 0; i < COUNT(structures); i++)
        consider(structures[i], name, length, &least, &best);
    for (size_t i = 0; i < COUNT(symbols); i++)
        consider(symbols[i].name, name, length, &least, &best);
    for (size_t i = 0; i < COUNT(functions); i++)
        consider(functions[i].name, name, length, &least, &best);
    for (size_t i = 0; i < COUNT(accents); i++)
        consider(accents[i].name, name, length, &least, &best);
    for (size_t i = 0; i < COUNT(alphabets); i++)
        consider(alphabets[i].name, name, length, &least, &best);
    return best;
}
