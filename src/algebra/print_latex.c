/* A derivation as LaTeX: one displayed `aligned` block, a rule's name beside each line. */
#include <chalkgrad/print.h>

#include <string.h>

/* What is not ASCII in a note and has no glyph in LaTeX's text fonts. */
static const struct {
    uint32_t code_point;
    const char *tex;
} symbols[] = {
    {0x2202, "\\partial"}, {0x3B1, "\\alpha"},   {0x3B2, "\\beta"},   {0x3B3, "\\gamma"},
    {0x3B4, "\\delta"},    {0x3B5, "\\epsilon"}, {0x3B6, "\\zeta"},   {0x3B7, "\\eta"},
    {0x3B8, "\\theta"},    {0x3BA, "\\kappa"},   {0x3BB, "\\lambda"}, {0x3BC, "\\mu"},
    {0x3BD, "\\nu"},       {0x3BE, "\\xi"},      {0x3C0, "\\pi"},     {0x3C1, "\\rho"},
    {0x3C3, "\\sigma"},    {0x3C4, "\\tau"},     {0x3C6, "\\phi"},    {0x3C7, "\\chi"},
    {0x3C8, "\\psi"},      {0x3C9, "\\omega"},   {0x393, "\\Gamma"},  {0x394, "\\Delta"},
    {0x3A3, "\\Sigma"},    {0x3A6, "\\Phi"},     {0x3A9, "\\Omega"},  {0x1D40, "^\\top"},
    {0x2032, "'"},         {0x00BD, "\\frac12"}, {0x2211, "\\sum"},
};

/* Text for \text{...}: LaTeX's own characters escaped, symbols in mathematics. */
static void put_text(struct cg_strbuf *out, const char *text)
{
    const char *end = text + strlen(text);
    while (text < end) {
        const char *from = text;
        uint32_t c = cg_utf8_next(&text, end);
        const char *tex = NULL;
        for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
            if (symbols[i].code_point == c)
                tex = symbols[i].tex;
        if (tex)
            cg_putf(out, "$%s$", tex);
        else if (c < 128 && strchr("&%$#_{}", (int)c))
            cg_putf(out, "\\%c", (int)c);
        else if (c == '\\' || c == '^' || c == '~')
            cg_putf(out, "\\char%d{}", (int)c);
        else if (c < 0x250) /* Latin */
            cg_putn(out, from, (size_t)(text - from));
        else
            cg_putc(out, '?');
    }
}

static void put_line(struct cg_strbuf *out, const struct cg_model *model,
                     const struct cg_step *step, int depth, bool named)
{
    for (int i = 0; i < depth; i++)
        cg_put(out, "\\quad ");
    if (named)
        cg_print_tex(out, model, step->lhs, NULL);
    cg_put(out, " &= ");
    cg_print_tex(out, model, step->rhs, NULL);
    cg_put(out, " && \\text{");
    put_text(out, cg_rule_info(step->rule)->name);
    if (step->note) {
        cg_put(out, ", ");
        put_text(out, step->note);
    }
    cg_putc(out, '}');
}

/* A left-hand side stands where a derivation begins, where it changes, and again behind the
 * sub-derivations that came between. */
static void put_steps(struct cg_strbuf *out, const struct cg_model *model,
                      const struct cg_step *const *steps, size_t count, int depth, bool *first)
{
    const struct cg_expr *shown = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct cg_step *step = steps[i];
        bool named = !shown || !cg_expr_equal(shown, step->lhs);
        shown = step->lhs;
        cg_put(out, *first ? "" : " \\\\\n");
        *first = false;
        put_line(out, model, step, depth, named);
        if (step->children_kind == CG_CHILDREN_DERIVATIONS && step->n_children) {
            put_steps(out, model, step->children, step->n_children, depth + 1, first);
            shown = NULL;
        }
    }
}

void cg_print_derivation_latex(struct cg_strbuf *out, const struct cg_derivation *derivation)
{
    bool first = true;
    cg_put(out, "\\[\n\\begin{aligned}\n");
    put_steps(out, derivation->model, derivation->steps, derivation->n_steps, 0, &first);
    cg_put(out, "\n\\end{aligned}\n\\]\n");
}
