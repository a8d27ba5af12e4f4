/* A derivation as text, laid out as one writes it: the left-hand side once, the equals signs below
 * each other, the rules in a column at the right. */
#include <chalkgrad/print.h>

#include <stdlib.h>
#include <string.h>

enum { RULES_COLUMN = 64, INDENT = 4 };

/* One line before the rules are lined up: text[from, to) and what is said of it. */
struct line {
    size_t from, to;
    const struct cg_step *step;
};

struct layout {
    struct cg_strbuf text;
    struct line *lines;
    size_t count, capacity;
    enum cg_depth depth;
};

static void begin_line(struct layout *layout, const struct cg_step *step)
{
    if (layout->count == layout->capacity) {
        layout->capacity = layout->capacity ? 2 * layout->capacity : 32;
        layout->lines = cg_xrealloc(layout->lines, layout->capacity * sizeof *layout->lines);
    }
    layout->lines[layout->count++] = (struct line){.from = layout->text.length, .step = step};
}

static void end_line(struct layout *layout)
{
    layout->lines[layout->count - 1].to = layout->text.length;
}

static void put_spaces(struct cg_strbuf *out, size_t count)
{
    while (count--)
        cg_putc(out, ' ');
}

static size_t width(const struct cg_strbuf *text, size_t from)
{
    return cg_utf8_length(text->text + from, text->length - from);
}

/* `lhs = rhs`, or `    = rhs` below the equals sign of the line before. */
static void put_step(struct layout *layout, const struct cg_step *step, size_t indent,
                     size_t *lhs_width)
{
    const struct cg_model *model = step->derivation->model;
    begin_line(layout, step);
    put_spaces(&layout->text, indent);
    if (*lhs_width) {
        put_spaces(&layout->text, *lhs_width);
    } else {
        size_t from = layout->text.length;
        cg_print_board(&layout->text, model, step->lhs);
        *lhs_width = width(&layout->text, from);
    }
    cg_put(&layout->text, " = ");
    cg_print_board(&layout->text, model, step->rhs);
    end_line(layout);
}

/* The chain rule goes on in the line that says what is sought: [dJ/dB]_k = dJ/dB_k = Σ_i ... */
static void extend_line(struct layout *layout, const struct cg_step *step)
{
    cg_put(&layout->text, " = ");
    cg_print_board(&layout->text, step->derivation->model, step->rhs);
    layout->lines[layout->count - 1].step = step;
    end_line(layout);
}

static void put_steps(struct layout *layout, const struct cg_step *const *steps, size_t count,
                      size_t indent)
{
    size_t lhs_width = 0;
    const struct cg_step *before = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct cg_step *step = steps[i];
        if (cg_step_depth(step) > layout->depth)
            continue;
        if (before && !cg_expr_equal(before->lhs, step->lhs))
            lhs_width = 0;
        if (layout->depth == CG_DEPTH_ATOMS && step->children_kind == CG_CHILDREN_ATOMS) {
            size_t column = lhs_width ? lhs_width : 1;
            for (size_t k = 0; k < step->n_children; k++)
                put_step(layout, step->children[k], indent + INDENT, &column);
        }
        if (lhs_width && before->rule == CG_RULE_START && step->rule == CG_RULE_CHAIN)
            extend_line(layout, step);
        else
            put_step(layout, step, indent, &lhs_width);
        before = step;
        if (step->children_kind == CG_CHILDREN_DERIVATIONS && step->n_children) {
            put_steps(layout, step->children, step->n_children, indent + INDENT);
            lhs_width = 0; /* said again behind what came between */
        }
    }
}

static size_t rules_column(const struct layout *layout)
{
    size_t column = 0;
    for (size_t i = 0; i < layout->count; i++) {
        const struct line *line = &layout->lines[i];
        size_t length = cg_utf8_length(layout->text.text + line->from, line->to - line->from);
        if (length <= RULES_COLUMN && length > column)
            column = length;
    }
    return column + 2;
}

void cg_print_derivation(struct cg_strbuf *out, const struct cg_derivation *derivation,
                         enum cg_depth depth)
{
    struct layout layout = {.depth = depth};
    cg_strbuf_init(&layout.text);
    put_steps(&layout, derivation->steps, derivation->n_steps, 0);
    size_t column = rules_column(&layout);
    for (size_t i = 0; i < layout.count; i++) {
        const struct line *line = &layout.lines[i];
        const char *text = layout.text.text + line->from;
        size_t length = cg_utf8_length(text, line->to - line->from);
        cg_putn(out, text, line->to - line->from);
        put_spaces(out, length + 2 <= column ? column - length : 2);
        cg_putf(out, "(%s", cg_rule_info(cg_step_rule(line->step, depth))->name);
        if (line->step->note)
            cg_putf(out, "; %s", line->step->note);
        cg_put(out, ")\n");
    }
    if (!derivation->matrix_form && derivation->no_matrix_form)
        cg_putf(out, "no matrix form: %s\n", derivation->no_matrix_form);
    cg_strbuf_finish(&layout.text);
    free(layout.lines);
}
