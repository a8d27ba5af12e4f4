/* The rules, as a table. Adding one touches this list and one function in src/algebra. */
#ifndef CHALKGRAD_RULES_H
#define CHALKGRAD_RULES_H

/* X(id, key for lessons and JSON, shown name, the general law in TeX, one sentence why, how much it
 * says about a line that bundles several rules (the greatest names the line), what it is for, the
 * function that applies it to one node: private to src/algebra; rule_none: it acts on a whole line)
 */
#define CG_RULES(X)                                                                                \
    X(CG_RULE_LET, "let", "let", "Z = XW + b",                                                     \
      "A part of a long expression gets a name of its own, and the chain rule goes through it.",   \
      20, CG_USE_SUMMARY, rule_none)                                                               \
    X(CG_RULE_START, "definition of the gradient", "the gradient, entry by entry",                 \
      "\\left[\\frac{\\partial J}{\\partial W}\\right]_{kl} = \\frac{\\partial J}{\\partial "      \
      "W_{kl}}",                                                                                   \
      "The gradient has one slope for each entry of the parameter, so it has the parameter's "     \
      "shape.",                                                                                    \
      20, CG_USE_LINE, rule_none)                                                                  \
    X(CG_RULE_DEFINITION, "definition", "definition", "N_{ab} = [\\text{its definition}]_{ab}",    \
      "A name may be replaced by what it was defined as, entry by entry.", 20, CG_USE_SUMMARY,     \
      rule_none)                                                                                   \
    X(CG_RULE_CHAIN, "chain", "chain rule",                                                        \
      "\\frac{\\partial J}{\\partial W_{kl}} = \\sum_i \\frac{\\partial J}{\\partial "             \
      "Y_i}\\frac{\\partial Y_i}{\\partial W_{kl}}",                                               \
      "A small change moves every entry of what lies between, each of them moves the result, and " \
      "to first order the effects add up.",                                                        \
      20, CG_USE_SUMMARY, rule_none)                                                               \
    X(CG_RULE_SUBSTITUTE, "substitute", "the derivatives, written out",                            \
      "a = b \\Rightarrow f(a) = f(b)", "What was derived just before is put in its place.", 20,   \
      CG_USE_SUMMARY, rule_none)                                                                   \
    X(CG_RULE_CONSTANT, "constant", "constant", "\\partial c = 0",                                 \
      "What does not depend on the entry does not change with it.", 5, CG_USE_DERIVATIVE,          \
      rule_constant)                                                                               \
    X(CG_RULE_LINEARITY, "linearity", "linearity", "\\partial(a + b) = \\partial a + \\partial b", \
      "The derivative of a sum is the sum of the derivatives, and constant factors stand in "      \
      "front.",                                                                                    \
      7, CG_USE_DERIVATIVE, rule_linearity)                                                        \
    X(CG_RULE_ELEMENTWISE, "elementwise", "elementwise function",                                  \
      "\\partial f(a) = f'(a)\\,\\partial a",                                                      \
      "f acts on each entry alone, so its slope at that entry is a factor.", 15,                   \
      CG_USE_DERIVATIVE, rule_elementwise)                                                         \
    X(CG_RULE_POWER, "power", "power rule", "\\partial a^n = n\\,a^{n-1}\\,\\partial a",           \
      "The exponent comes down in front.", 14, CG_USE_DERIVATIVE, rule_power)                      \
    X(CG_RULE_QUOTIENT, "quotient", "quotient rule",                                               \
      "\\partial\\frac{a}{b} = \\frac{\\partial a}{b} - \\frac{a\\,\\partial b}{b^2}",             \
      "A quotient changes with its numerator, and against its denominator.", 13,                   \
      CG_USE_DERIVATIVE, rule_quotient)                                                            \
    X(CG_RULE_PRODUCT, "product", "product rule",                                                  \
      "\\partial(ab) = a\\,\\partial b + b\\,\\partial a",                                         \
      "Each factor changes while the others stand still.", 12, CG_USE_DERIVATIVE, rule_product)    \
    X(CG_RULE_SOFTMAX, "softmax", "softmax",                                                       \
      "\\partial S_j = S_j\\bigl(\\partial Z_j - \\sum_i S_i\\,\\partial Z_i\\bigr)",              \
      "An entry of the softmax grows with its own score, and shrinks with the others as far as "   \
      "they have a share.",                                                                        \
      16, CG_USE_DERIVATIVE, rule_softmax)                                                         \
    X(CG_RULE_DELTA, "delta", "Kronecker delta",                                                   \
      "\\frac{\\partial X_a}{\\partial X_b} = \\delta_{ab}",                                       \
      "An entry changes with itself at rate 1 and with no other entry: 1 where the indices "       \
      "agree, else 0.",                                                                            \
      10, CG_USE_DERIVATIVE, rule_delta)                                                           \
    X(CG_RULE_WRITE_OUT, "write out", "written out in indices", "[HW]_i = \\sum_j H_j W_{ji}",     \
      "An entry of a matrix product, sum or transpose is spelled out, entry by entry.", 9,         \
      CG_USE_LINE, rule_write_out)                                                                 \
    X(CG_RULE_COLLAPSE, "collapse", "the delta collapses the sum",                                 \
      "\\sum_i a_i\\,\\delta_{ik} = a_k",                                                          \
      "Of the whole sum only the term with equal indices is not zero.", 11, CG_USE_LINE,           \
      rule_collapse)                                                                               \
    X(CG_RULE_SIMPLIFY, "simplify", "zeros and units dropped", "0 + a = a,\\quad 1\\cdot a = a",   \
      "Zeros in a sum and ones in a product may go; numbers are multiplied out.", 0, CG_USE_LINE,  \
      rule_none)                                                                                   \
    X(CG_RULE_REORDER, "reorder", "factors reordered", "ab = ba,\\quad a(b + c) = ab + ac",        \
      "Numbers may be multiplied in any order, and a factor goes into each term of a sum.", 6,     \
      CG_USE_LINE, rule_reorder)                                                                   \
    X(CG_RULE_CANCEL, "cancel", "cancelled", "\\frac{a}{b}\\,b = a",                               \
      "What multiplies and divides alike may go.", 8, CG_USE_LINE, rule_none)                      \
    X(CG_RULE_MATRIX_FORM, "matrix form", "matrix form", "\\sum_j A_{kj} B_{jl} = [AB]_{kl}",      \
      "The pattern of the indices is the pattern of a matrix operation.", 8, CG_USE_LINE,          \
      rule_none)                                                                                   \
    X(CG_RULE_ALL_ENTRIES, "all entries", "all entries at once",                                   \
      "A_{kl} = B_{kl}\\ \\text{for all}\\ k, l \\Rightarrow A = B",                               \
      "The equation holds for every entry, so it holds for the matrices.", 20, CG_USE_SUMMARY,     \
      rule_none)                                                                                   \
    X(CG_RULE_NAME, "name", "a name for it", "\\delta = (Y - Y^*) * f'(Z)",                        \
      "A result that is used again gets a name.", 20, CG_USE_SUMMARY, rule_none)

enum cg_rule {
#define X(id, key, name, law, why, weight, use, apply) id,
    CG_RULES(X)
#undef X
        CG_RULE_COUNT
};

enum cg_rule_use {
    CG_USE_SUMMARY,   /* makes a line that a textbook prints */
    CG_USE_LINE,      /* makes another line, or a part of one */
    CG_USE_DERIVATIVE /* takes one derivative apart: tried in the order of the table */
};

struct cg_rule_info {
    const char *key;  /* "collapse": what narration and JSON name */
    const char *name; /* as shown */
    const char *law;  /* TeX */
    const char *why;  /* one sentence */
    int weight;
    enum cg_rule_use use;
};

const struct cg_rule_info *cg_rule_info(enum cg_rule rule);
/* The rule with that key, or CG_RULE_COUNT. */
enum cg_rule cg_rule_find(const char *key);

#endif
