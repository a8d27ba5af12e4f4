/* A derivation as LaTeX: one displayed `aligned` block, a rule's name beside each line. */
#include <chalkgrad/print.h>

#include <stdio.h>
#include <string.h>

/* What is not ASCII in a note and has no glyph in LaTeX's text fonts. */
static const struct {
    uint32_t code_point;
    const char *tex;
} symbols[] = {
    {0x3B1, "\\alpha"},   {0x3B2, "\\beta"},   {0x3B3, "\\gamma"}, {0x3B4, "\\delta"},
    {0x3B5, "\\epsilon"}, {0x3B6, "\\zeta"},   {0x3B7, "\\eta"},   {0x3B8, "\\theta"},
    {0x3BA, "\\kappa"},   {0x3BB, "\\lambda"}, {0x3BC, "\\mu"},    {0x3BD, "\\nu"},
    {0x3BE, "\\xi"},      {0x3C0, "\\pi"},     {0x3C1, "\\rho"},   {0x3C3, "\\sigma"},
    {0x3C4, "\\tau"},     {0x3C6, "\\phi"},    {0x3C7, "\\chi"},   {0x3C8, "\\psi"},
    {0x3C9, "\\omega"},   {0x393, "\\Gamma"},  {0x394, "\\Delta"}, {0x3A3, "\\Sigma"},
    {0x3A6, "\\Phi"},     {0x3A9, "\\Omega"},  {0x1D40, "^\\top"}, {0x2032, "'"},
    {0x00BD, "\\frac12"}, {0x2211, "\\sum"},
};

/* ∂J/∂W1 as $\partial J/\partial W_1$; returns what stands behind it. */
static const char *put_derivative(struct cg_strbuf *out, const struct cg_model *model,
                                  const char *text)
{
    const char *const d = "∂";
    cg_putc(out, '$');
    while (*text && *text != ' ' && *text != ',') {
        bool of = strncmp(text, d, strlen(d)) == 0;
        text += of ? strlen(d) : 0;
        size_t length = strcspn(text, "/ ,");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)length, text);
        const struct cg_value *value = cg_model_find(model, name);
        cg_putf(out, "%s%s", of ? "\\partial " : "", value ? value->tex : name);
        text += length;
        if (*text == '/')
            cg_putc(out, *text++);
    }
    cg_putc(out, '$');
    return text;
}

/* Text for \text{...}: LaTeX's own characters escaped, symbols in mathematics. */
static void put_text(struct cg_strbuf *out, const struct cg_model *model, const char *text)
{
    const char *end = text + strlen(text);
    while (text < end) {
        if (strncmp(text, "∂", strlen("∂")) == 0) {
            text = put_derivative(out, model, text);
            continue;
        }
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

struct layout {
    struct cg_strbuf *out;
    const struct cg_model *model;
    enum cg_depth depth;
    bool begun; /* there is a line already */
};

static void put_line(struct layout *layout, const struct cg_step *step, int indent, bool named)
{
    struct cg_strbuf *out = layout->out;
    cg_put(out, layout->begun ? " \\\\\n" : "");
    layout->begun = true;
    for (int i = 0; i < indent; i++)
        cg_put(out, "\\quad ");
    if (named)
        cg_print_tex(out, layout->model, step->lhs, NULL);
    cg_put(out, " &= ");
    cg_print_tex(out, layout->model, step->rhs, NULL);
    cg_put(out, " && \\text{");
    put_text(out, layout->model, cg_rule_info(cg_step_rule(step, layout->depth))->name);
    if (step->note) {
        cg_put(out, ", ");
        put_text(out, layout->model, step->note);
    }
    cg_putc(out, '}');
}

/* A left-hand side stands where a derivation begins, where it changes, and again behind the
 * sub-derivations that came between. Atoms stand before the line that bundles them. */
static void put_steps(struct layout *layout, const struct cg_step *const *steps, size_t count,
                      int indent)
{
    const struct cg_expr *shown = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct cg_step *step = steps[i];
        if (cg_step_depth(step) > layout->depth)
            continue;
        if (step->children_kind == CG_CHILDREN_ATOMS && layout->depth == CG_DEPTH_ATOMS)
            put_steps(layout, step->children, step->n_children, indent + 1);
        put_line(layout, step, indent, !shown || !cg_expr_equal(shown, step->lhs));
        shown = step->lhs;
        if (step->children_kind == CG_CHILDREN_DERIVATIONS && step->n_children) {
            put_steps(layout, step->children, step->n_children, indent + 1);
            shown = NULL;
        }
    }
}

void cg_print_derivation_latex(struct cg_strbuf *out, const struct cg_derivation *derivation,
                               enum cg_depth depth)
{
    struct layout layout = {out, derivation->model, depth, false};
    cg_put(out, "\\[\n\\begin{aligned}\n");
    put_steps(&layout, derivation->steps, derivation->n_steps, 0);
    cg_put(out, "\n\\end{aligned}\n\\]\n");
}
