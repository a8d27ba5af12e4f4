#include "engine/program_writer.h"

#include "algebra/c_print.h"
#include "engine/emit.h"

#include <math.h>
#include <string.h>

/* ---- names and numbers ---- */

static bool is_own_word(const char *name)
{
    static const char *const words[] = {
        "i",       "j",           "k",       "u",        "real",    "sum",
        "sums",    "most",        "order",   "epoch",    "rate",    "first_bias",
        "epochs",  "second_bias", "file",    "bits",     "seed",    "shuffle",
        "update",  "update_rest", "loss",    "numbers",  "argc",    "argv",
        "state",   "next_bits",   "J_now",   "least",    "since",   "read_numbers",
        "updates", "done",        "sigmoid", "softplus", "printf",  "FILE",
        "stdin",   "stdout",      "stderr",  "memcpy",   "uint64_t"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i], name))
            return true;
    const char *number = name + (!strncmp(name, "sum", 3) ? 3 : name[0] == 'u');
    return number > name && *number && strspn(number, "0123456789") == strlen(number);
}

const char *program_buffer_name(struct program *p, size_t buffer)
{
    const struct plan_buffer *b = &p->plan->buffers[buffer];
    const struct plan *of = p->plan;
    if (b->space == PLAN_STATE) {
        of = p->trainer->batch.plan;
        for (buffer = 0;
             of->buffers[buffer].space != PLAN_STATE || of->buffers[buffer].offset != b->offset;)
            buffer++;
    }
    const char *name = of->buffers[buffer].name;
    bool clash = true;
    while (clash) {
        clash = c_is_reserved(name) || is_own_word(name);
        for (size_t i = 0; i < of->n_buffers && !clash; i++)
            clash = i != buffer && !strcmp(of->buffers[i].name, name);
        if (clash)
            name = cg_format(&p->arena, "%s_", name);
    }
    return name;
}

static void put_double(struct cg_strbuf *out, double number)
{
    if (isnan(number))
        cg_put(out, "NAN");
    else if (isinf(number))
        cg_put(out, number > 0 ? "INFINITY" : "-INFINITY");
    else
        cg_put_number(out, number);
}

void program_put_array(struct program *p, const char *name, size_t count, const double *numbers,
                       bool written)
{
    cg_putf(p->out, "static real %s[%zu]", name, count);
    if (!written) {
        cg_put(p->out, ";\n");
        cg_putn(p->numbers, (const char *)numbers, count * sizeof *numbers);
        return;
    }
    cg_put(p->out, " = {");
    for (size_t i = 0; i < count; i++) {
        cg_put(p->out, i == 0 ? "" : i % 8 ? ", " : ",\n    ");
        put_double(p->out, numbers[i]);
    }
    cg_put(p->out, "};\n");
}

/* ---- operations, as loops ---- */

static void put_entry(struct program *p, const struct plan_view *view, const char *row,
                      const char *col)
{
    bool begun = false;
    cg_putf(p->out, "%s[", program_buffer_name(p, view->buffer));
    for (int axis = 0; axis < 2; axis++) {
        size_t stride = axis ? view->col : view->row;
        if (!stride || (axis ? p->one_col : p->one_row))
            continue;
        cg_putf(p->out, "%s%s", begun ? " + " : "", axis ? col : row);
        if (stride > 1)
            cg_putf(p->out, " * %zu", stride);
        begun = true;
    }
    if (view->offset || !begun)
        cg_putf(p->out, "%s%zu", begun ? " + " : "", view->offset);
    cg_put(p->out, "]");
}

static struct plan_view along(struct plan_view view, bool rows, bool cols)
{
    view.row = rows ? view.row : 0;
    view.col = cols ? view.col : 0;
    return view;
}

void program_put_for(struct program *p, int indent, const char *index, size_t size,
                     const char *behind)
{
    cg_putf(p->out, "%*sfor (int %s = 0; %s < %zu; %s++)%s\n", indent, "", index, index, size,
            index, behind);
}

/* Where rows are long the sums of a whole row grow together, which compilers make vectors of. */
static void put_product(struct program *p, const struct plan_product *m)
{
    bool together = m->cols >= 8;
    struct plan_view a = along(m->a, m->rows > 1, m->inner > 1);
    struct plan_view b = along(m->b, m->inner > 1, m->cols > 1);
    struct plan_view to = along(m->out, m->rows > 1, m->cols > 1);
    program_put_for(p, 4, "i", m->rows, together ? " {" : "");
    if (together) {
        cg_putf(p->out, "        real sums[%zu] = {0};\n", m->cols);
        program_put_for(p, 8, "k", m->inner, "");
        program_put_for(p, 12, "j", m->cols, "");
        cg_put(p->out, "                sums[j] += ");
    } else {
        program_put_for(p, 8, "j", m->cols, " {");
        cg_put(p->out, "            real sum = 0;\n");
        program_put_for(p, 12, "k", m->inner, "");
        cg_put(p->out, "                sum += ");
    }
    put_entry(p, &a, "i", "k");
    cg_put(p->out, " * ");
    put_entry(p, &b, "k", "j");
    cg_put(p->out, ";\n");
    if (together)
        program_put_for(p, 8, "j", m->cols, "");
    cg_put(p->out, "            ");
    put_entry(p, &to, "i", "j");
    cg_putf(p->out, " %s%s;\n", m->mode == PLAN_DESCEND ? "-= rate * " : "= ",
            together ? "sums[j]" : "sum");
    cg_put(p->out, together ? "    }\n" : "        }\n");
}

/* Is a register read more than once, or one of several that are stored (and may be stored where
 * another is read): does it need a name? */
static bool is_named(const struct plan_map *m, size_t reg)
{
    size_t uses = 0;
    for (size_t i = 0; i < m->n_code; i++) {
        enum plan_code code = m->code[i].code;
        bool none = code == PLAN_NUMBER || code == PLAN_SCALAR;
        bool two = code == PLAN_PLUS || code == PLAN_MINUS || code == PLAN_TIMES ||
                   code == PLAN_OVER || code == PLAN_POWER;
        uses += !none && m->code[i].a == reg;
        uses += two && m->code[i].b == reg;
        uses += code == PLAN_SQUARE && m->code[i].a == reg;
        uses += (code == PLAN_RELU || code == PLAN_SIGN) && m->code[i].a == reg ? 2 : 0;
    }
    for (size_t i = 0; i < m->n_stores; i++)
        uses += m->stores[i].reg == reg ? (m->n_stores > 1 ? 2 : 1) : 0;
    return uses > 1;
}

static void put_reg(struct program *p, const struct plan_map *m, size_t reg, bool inner);

static void put_call(struct program *p, const struct plan_map *m, const char *function, size_t a)
{
    cg_putf(p->out, "%s(", function);
    put_reg(p, m, a, false);
    cg_putc(p->out, ')');
}

static void put_operator(struct program *p, const struct plan_map *m,
                         const struct plan_instr *instr, const char *symbol, bool brackets)
{
    cg_put(p->out, brackets ? "(" : "");
    put_reg(p, m, instr->a, true);
    cg_put(p->out, symbol);
    put_reg(p, m, instr->b, true);
    cg_put(p->out, brackets ? ")" : "");
}

/* x means a here: chosen by comparisons with 0. */
static void put_choice(struct program *p, const struct plan_map *m, size_t a, const char *before,
                       const char *after)
{
    cg_put(p->out, before);
    put_reg(p, m, a, true);
    cg_put(p->out, after);
}

static void put_instr(struct program *p, const struct plan_map *m, const struct plan_instr *instr,
                      bool brackets)
{
    static const char *const scalars[] = {"rate", "first_bias", "second_bias"};
    switch (instr->code) {
    case PLAN_NUMBER:
        put_double(p->out, instr->number);
        return;
    case PLAN_SCALAR:
        cg_put(p->out, scalars[(size_t)instr->number]);
        return;
    case PLAN_PLUS: {
        const struct plan_instr *b =
            instr->b < m->n_inputs ? NULL : &m->code[instr->b - m->n_inputs];
        bool minus = b && b->code == PLAN_NEGATE && !is_named(m, instr->b);
        struct plan_instr sum = {PLAN_PLUS, instr->a, minus ? b->a : instr->b, 0};
        put_operator(p, m, &sum, minus ? " - " : " + ", brackets);
        return;
    }
    case PLAN_MINUS:
        put_operator(p, m, instr, " - ", brackets);
        return;
    case PLAN_TIMES:
        put_operator(p, m, instr, " * ", brackets);
        return;
    case PLAN_OVER:
        put_operator(p, m, instr, " / ", brackets);
        return;
    case PLAN_POWER:
        cg_put(p->out, "pow(");
        put_reg(p, m, instr->a, false);
        cg_put(p->out, ", ");
        put_reg(p, m, instr->b, false);
        cg_put(p->out, ")");
        return;
    case PLAN_NEGATE:
        put_choice(p, m, instr->a, brackets ? "(-" : "-", brackets ? ")" : "");
        return;
    case PLAN_SQUARE: {
        struct plan_instr times = {PLAN_TIMES, instr->a, instr->a, 0};
        put_operator(p, m, &times, " * ", brackets);
        return;
    }
    case PLAN_RELU:
        put_choice(p, m, instr->a, "(", " < 0 ? 0 : ");
        put_choice(p, m, instr->a, "", ")");
        return;
    case PLAN_STEP:
        put_choice(p, m, instr->a, "(", " > 0)");
        return;
    case PLAN_SIGN:
        put_choice(p, m, instr->a, "((", " > 0)");
        put_choice(p, m, instr->a, " - (", " < 0))");
        return;
    case PLAN_EXP:
        put_call(p, m, "exp", instr->a);
        return;
    case PLAN_LOG:
        put_call(p, m, "log", instr->a);
        return;
    case PLAN_SQRT:
        put_call(p, m, "sqrt", instr->a);
        return;
    case PLAN_SIN:
        put_call(p, m, "sin", instr->a);
        return;
    case PLAN_COS:
        put_call(p, m, "cos", instr->a);
        return;
    case PLAN_TANH:
        put_call(p, m, "tanh", instr->a);
        return;
    case PLAN_SIGMOID:
        put_call(p, m, "sigmoid", instr->a);
        return;
    case PLAN_SOFTPLUS:
        put_call(p, m, "softplus", instr->a);
        return;
    case PLAN_ABS:
        put_call(p, m, "fabs", instr->a);
        return;
    }
}

/* A register: its name, or what it is made of. `inner`: as part of something larger. */
static void put_reg(struct program *p, const struct plan_map *m, size_t reg, bool inner)
{
    const struct plan_instr *instr = reg < m->n_inputs ? NULL : &m->code[reg - m->n_inputs];
    bool constant = instr && (instr->code == PLAN_NUMBER || instr->code == PLAN_SCALAR);
    if (!constant && is_named(m, reg))
        cg_putf(p->out, "u%zu", reg);
    else if (!instr)
        put_entry(p, &m->inputs[reg], "i", "j");
    else if (constant && instr->number < 0)
        cg_put(p->out, "("), put_instr(p, m, instr, false), cg_put(p->out, ")");
    else
        put_instr(p, m, instr, inner);
}

static bool keeps_rows(enum plan_reduce reduce)
{
    return reduce == PLAN_KEEP || reduce == PLAN_SUM_COLS;
}

static bool keeps_cols(enum plan_reduce reduce)
{
    return reduce == PLAN_KEEP || reduce == PLAN_SUM_ROWS;
}

static size_t sum_size(const struct plan_map *m, const struct plan_store *s)
{
    return s->reduce == PLAN_SUM_ROWS ? m->cols : s->reduce == PLAN_SUM_COLS ? m->rows : 1;
}

/* The variable of a loop over a sum's entries; NULL: it is one number. */
static const char *sum_index(const struct plan_map *m, const struct plan_store *s)
{
    return sum_size(m, s) == 1 ? NULL : s->reduce == PLAN_SUM_ROWS ? "j" : "i";
}

static void put_sum(struct program *p, const struct plan_map *m, size_t store)
{
    const char *index = sum_index(m, &m->stores[store]);
    cg_putf(p->out, index ? "sum%zu[%s]" : "sum%zu", p->n_sums + store, index);
}

/* What a map computes at one place. */
static void put_place(struct program *p, const struct plan_map *m)
{
    const char *indent = p->one_row || p->one_col ? "        " : "            ";
    for (size_t reg = 0; reg < m->n_inputs + m->n_code; reg++) {
        const struct plan_instr *instr = reg < m->n_inputs ? NULL : &m->code[reg - m->n_inputs];
        if ((instr && (instr->code == PLAN_NUMBER || instr->code == PLAN_SCALAR)) ||
            !is_named(m, reg))
            continue;
        cg_putf(p->out, "%sconst real u%zu = ", indent, reg);
        if (instr)
            put_instr(p, m, instr, false);
        else
            put_entry(p, &m->inputs[reg], "i", "j");
        cg_put(p->out, ";\n");
    }
    for (size_t i = 0; i < m->n_stores; i++) {
        const struct plan_store *s = &m->stores[i];
        cg_put(p->out, indent);
        if (s->reduce == PLAN_KEEP)
            put_entry(p, &s->out, "i", "j");
        else
            put_sum(p, m, i);
        cg_put(p->out, s->reduce == PLAN_KEEP ? " = " : " += ");
        put_reg(p, m, s->reg, false);
        cg_put(p->out, ";\n");
    }
}

/* A sum to where it belongs. */
static void put_sum_end(struct program *p, const struct plan_map *m, size_t store)
{
    const struct plan_store *s = &m->stores[store];
    const char *index = sum_index(m, s);
    struct plan_view to =
        along(s->out, keeps_rows(s->reduce) && m->rows > 1, keeps_cols(s->reduce) && m->cols > 1);
    if (index)
        program_put_for(p, 4, index, sum_size(m, s), "");
    cg_put(p->out, index ? "        " : "    ");
    put_entry(p, &to, "i", "j");
    cg_put(p->out, s->mode == PLAN_DESCEND ? " -= rate * " : " = ");
    if (s->scale != 1) {
        put_double(p->out, s->scale);
        cg_put(p->out, " * ");
    }
    put_sum(p, m, store);
    cg_put(p->out, ";\n");
}

static void put_map(struct program *p, const struct plan_map *m)
{
    for (size_t i = 0; i < m->n_stores; i++)
        if (sum_index(m, &m->stores[i]))
            cg_putf(p->out, "    real sum%zu[%zu] = {0};\n", p->n_sums + i,
                    sum_size(m, &m->stores[i]));
        else if (m->stores[i].reduce != PLAN_KEEP)
            cg_putf(p->out, "    real sum%zu = 0;\n", p->n_sums + i);
    p->one_row = m->rows == 1, p->one_col = m->cols == 1;
    if (!p->one_row)
        program_put_for(p, 4, "i", m->rows, p->one_col ? " {" : "");
    if (!p->one_col)
        program_put_for(p, p->one_row ? 4 : 8, "j", m->cols, " {");
    if (p->one_row && p->one_col)
        cg_put(p->out, "    {\n");
    put_place(p, m);
    cg_put(p->out, p->one_row || p->one_col ? "    }\n" : "        }\n");
    p->one_row = p->one_col = false;
    for (size_t i = 0; i < m->n_stores; i++)
        if (m->stores[i].reduce != PLAN_KEEP)
            put_sum_end(p, m, i);
    p->n_sums += m->n_stores;
}

/* Each row: e^(x - the largest), divided by the sum of these */
static void put_softmax(struct program *p, const struct plan_softmax *s)
{
    program_put_for(p, 4, "i", s->rows, " {");
    cg_put(p->out, "        real most = ");
    put_entry(p, &s->a, "i", "0");
    cg_put(p->out, ", sum = 0;\n");
    program_put_for(p, 8, "j", s->cols, "");
    cg_put(p->out, "            most = most < ");
    put_entry(p, &s->a, "i", "j");
    cg_put(p->out, " ? ");
    put_entry(p, &s->a, "i", "j");
    cg_put(p->out, " : most;\n");
    program_put_for(p, 8, "j", s->cols, "");
    cg_put(p->out, "            sum += ");
    put_entry(p, &s->out, "i", "j");
    cg_put(p->out, " = exp(");
    put_entry(p, &s->a, "i", "j");
    cg_put(p->out, " - most);\n");
    program_put_for(p, 8, "j", s->cols, "");
    cg_put(p->out, "            ");
    put_entry(p, &s->out, "i", "j");
    cg_put(p->out, " /= sum;\n    }\n");
}

void program_put_op(struct program *p, const struct plan_op *op)
{
    cg_putc(p->out, '\n');
    for (size_t i = 0; i < op->n_sources; i++)
        emit_comment(p->out, 4, op->sources[i]);
    switch (op->kind) {
    case PLAN_PRODUCT:
        put_product(p, &op->u.product);
        break;
    case PLAN_MAP:
        put_map(p, &op->u.map);
        break;
    case PLAN_SOFTMAX:
        put_softmax(p, &op->u.softmax);
        break;
    }
}
