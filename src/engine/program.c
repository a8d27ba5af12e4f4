#include "engine/program.h"

#include "algebra/c_print.h"
#include "engine/emit.h"
#include "engine/optimizer.h"
#include "engine/trainer.h"

#include <math.h>
#include <string.h>

enum { MOST_WRITTEN = 20000 }; /* numbers in the text of the program */

struct program {
    struct cg_strbuf *out, *numbers;
    const struct cg_trainer *trainer;
    const struct cg_train_options *options;
    struct cg_arena arena;
    const struct plan *plan; /* whose function is written */
    bool batches;            /* its rows come by their numbers in the data */
    bool reads;              /* the program reads a file */
    bool one_row, one_col;   /* the map at hand has no loop over these */
    size_t n_sums;           /* of maps, in this function, before the one at hand */
};

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

/* What a buffer is called: parameters and the optimiser's memory as in the plan of an update, which
 * all plans share; the others by their own plan's names. */
static const char *buffer_name(struct program *p, size_t buffer)
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

/* An array with its first numbers, in the text where they are few, else from the file. */
static void put_array(struct program *p, const char *name, size_t count, const double *numbers,
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
    cg_putf(p->out, "%s[", buffer_name(p, view->buffer));
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

static void put_for(struct program *p, int indent, const char *index, size_t size,
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
    put_for(p, 4, "i", m->rows, together ? " {" : "");
    if (together) {
        cg_putf(p->out, "        real sums[%zu] = {0};\n", m->cols);
        put_for(p, 8, "k", m->inner, "");
        put_for(p, 12, "j", m->cols, "");
        cg_put(p->out, "                sums[j] += ");
    } else {
        put_for(p, 8, "j", m->cols, " {");
        cg_put(p->out, "            real sum = 0;\n");
        put_for(p, 12, "k", m->inner, "");
        cg_put(p->out, "                sum += ");
    }
    put_entry(p, &a, "i", "k");
    cg_put(p->out, " * ");
    put_entry(p, &b, "k", "j");
    cg_put(p->out, ";\n");
    if (together)
        put_for(p, 8, "j", m->cols, "");
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
        put_for(p, 4, index, sum_size(m, s), "");
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
        put_for(p, 4, "i", m->rows, p->one_col ? " {" : "");
    if (!p->one_col)
        put_for(p, p->one_row ? 4 : 8, "j", m->cols, " {");
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
    put_for(p, 4, "i", s->rows, " {");
    cg_put(p->out, "        real most = ");
    put_entry(p, &s->a, "i", "0");
    cg_put(p->out, ", sum = 0;\n");
    put_for(p, 8, "j", s->cols, "");
    cg_put(p->out, "            most = most < ");
    put_entry(p, &s->a, "i", "j");
    cg_put(p->out, " ? ");
    put_entry(p, &s->a, "i", "j");
    cg_put(p->out, " : most;\n");
    put_for(p, 8, "j", s->cols, "");
    cg_put(p->out, "            sum += ");
    put_entry(p, &s->out, "i", "j");
    cg_put(p->out, " = exp(");
    put_entry(p, &s->a, "i", "j");
    cg_put(p->out, " - most);\n");
    put_for(p, 8, "j", s->cols, "");
    cg_put(p->out, "            ");
    put_entry(p, &s->out, "i", "j");
    cg_put(p->out, " /= sum;\n    }\n");
}

static void put_op(struct program *p, const struct plan_op *op)
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

/* ---- functions ---- */

static bool reads_view(const struct plan_view *view, size_t buffer)
{
    return view->buffer == buffer;
}

static bool is_used(const struct plan *plan, size_t buffer)
{
    for (size_t i = 0; i < plan->n_ops; i++) {
        const struct plan_op *op = &plan->ops[i];
        const struct plan_map *m = &op->u.map;
        if (op->kind == PLAN_PRODUCT &&
            (reads_view(&op->u.product.a, buffer) || reads_view(&op->u.product.b, buffer) ||
             reads_view(&op->u.product.out, buffer)))
            return true;
        if (op->kind == PLAN_SOFTMAX &&
            (reads_view(&op->u.softmax.a, buffer) || reads_view(&op->u.softmax.out, buffer)))
            return true;
        for (size_t k = 0; op->kind == PLAN_MAP && k < m->n_inputs; k++)
            if (reads_view(&m->inputs[k], buffer))
                return true;
        for (size_t k = 0; op->kind == PLAN_MAP && k < m->n_stores; k++)
            if (reads_view(&m->stores[k].out, buffer))
                return true;
    }
    return buffer == plan->loss;
}

/* The array with all numbers of an input or of the data. */
static const char *data_name(struct program *p, const struct cg_value *value)
{
    const struct plan *plan = p->trainer->loss.plan;
    for (size_t i = 0; i < plan->n_buffers; i++)
        if (plan->buffers[i].value == value && plan->buffers[i].space == PLAN_WORK)
            return cg_format(&p->arena, "data_%s", plan->buffers[i].name);
    return cg_format(&p->arena, "data_%zu", value->id);
}

/* What a function works on: inputs and all rows where they stand, the rows of a batch copied. */
static void put_locals(struct program *p)
{
    for (size_t b = 0; b < p->plan->n_buffers; b++) {
        const struct plan_buffer *buffer = &p->plan->buffers[b];
        const char *name = buffer_name(p, b);
        bool given = buffer->role == PLAN_INPUT || buffer->role == PLAN_ROWS;
        if (buffer->space == PLAN_STATE || !is_used(p->plan, b))
            continue;
        if (given && !(buffer->role == PLAN_ROWS && p->batches)) {
            cg_putf(p->out, "    const real *const %s = %s; /* %zu x %zu */\n", name,
                    data_name(p, buffer->value), buffer->rows, buffer->cols);
            continue;
        }
        cg_putf(p->out, "    static real %s[%zu]; /* %zu x %zu */\n", name,
                buffer->rows * buffer->cols, buffer->rows, buffer->cols);
    }
}

static void put_filling(struct program *p)
{
    for (size_t b = 0; b < p->plan->n_buffers; b++) {
        const struct plan_buffer *buffer = &p->plan->buffers[b];
        const char *name = buffer_name(p, b);
        if (!is_used(p->plan, b))
            continue;
        if (buffer->role == PLAN_EYE) {
            put_for(p, 4, "i", buffer->rows, "");
            cg_putf(p->out, "        %s[i * %zu] = 1;\n", name, buffer->cols + 1);
        }
        if (buffer->role == PLAN_ROWS && p->batches) {
            put_for(p, 4, "i", buffer->rows, "");
            put_for(p, 8, "j", buffer->cols, "");
            cg_putf(p->out, "            %s[i * %zu + j] = %s[order[i] * %zu + j];\n", name,
                    buffer->cols, data_name(p, buffer->value), buffer->cols);
        }
    }
}

static void put_function(struct program *p, const struct plan *plan, const char *signature,
                         bool batches)
{
    p->plan = plan;
    p->batches = batches;
    p->n_sums = 0;
    cg_putf(p->out, "\n%s\n{\n", signature);
    put_locals(p);
    put_filling(p);
    for (size_t i = 0; i < plan->n_ops; i++)
        put_op(p, &plan->ops[i]);
    cg_putf(p->out, "    return %s[0];\n}\n", buffer_name(p, plan->loss));
}

/* What an update is given, as parameters of its function or as what main passes. */
static const char *update_parameters(struct program *p, bool batches, const char *order)
{
    bool adam = p->options->optimizer == CG_ADAM;
    if (order)
        return cg_format(&p->arena, "(%s%srate%s)", batches ? order : "", batches ? ", " : "",
                         adam ? ", first_bias, second_bias" : "");
    return cg_format(&p->arena, "(%sreal rate%s)", batches ? "const size_t *order, " : "",
                     adam ? ", real first_bias, real second_bias" : "");
}

static void put_functions(struct program *p)
{
    const struct cg_trainer *t = p->trainer;
    bool batches = t->updates_per_epoch > 1;
    cg_put(p->out, "\n/* J, over all rows. */");
    put_function(p, t->loss.plan, "static real loss(void)", false);
    cg_putf(p->out, "\n/* One update, by %zu rows. Returns J of these rows before it. */",
            t->batch_rows);
    put_function(p, t->batch.plan,
                 cg_format(&p->arena, "static real update%s", update_parameters(p, batches, NULL)),
                 batches);
    if (!t->rest.plan)
        return;
    cg_putf(p->out, "\n/* The last of an epoch, by the %zu rows that are left. Returns their J. */",
            t->rest.plan->batch);
    put_function(
        p, t->rest.plan,
        cg_format(&p->arena, "static real update_rest%s", update_parameters(p, true, NULL)), true);
}

/* ---- data ---- */

static bool is_data(const struct plan_buffer *b)
{
    return b->role == PLAN_ROWS || b->role == PLAN_INPUT;
}

static size_t count_numbers(const struct program *p)
{
    const struct plan *plans[2] = {p->trainer->loss.plan, p->trainer->batch.plan};
    size_t count = 0;
    for (size_t i = 0; i < plans[0]->n_buffers; i++)
        if (is_data(&plans[0]->buffers[i]))
            count += plans[0]->buffers[i].rows * plans[0]->buffers[i].cols;
    for (size_t i = 0; i < plans[1]->n_buffers; i++)
        if (plans[1]->buffers[i].role == PLAN_PARAM)
            count += plans[1]->buffers[i].rows * plans[1]->buffers[i].cols;
    return count;
}

/* Arrays of the state, of inputs and data; `reading`: instead, the calls that read them. */
static void put_arrays(struct program *p, bool reading)
{
    const struct cg_trainer *t = p->trainer;
    const struct plan *plans[2] = {t->batch.plan, t->loss.plan};
    for (size_t i = 0; i < 2; i++)
        for (size_t b = 0; b < plans[i]->n_buffers; b++) {
            const struct plan_buffer *buffer = &plans[i]->buffers[b];
            size_t count = buffer->rows * buffer->cols;
            p->plan = plans[i];
            if (i == 0 ? buffer->space != PLAN_STATE : !is_data(buffer) || !is_used(plans[1], b))
                continue;
            const char *name = i ? data_name(p, buffer->value) : buffer_name(p, b);
            double *numbers = cg_alloc_array(&p->arena, count, sizeof *numbers);
            if (i)
                memcpy(numbers, t->env.values[buffer->value->id].data, count * sizeof *numbers);
            else
                reals_to(reals_at(t->state, buffer->offset, t->options.precision), numbers, count,
                         t->options.precision);
            bool zeros = buffer->role == PLAN_MEMORY && t->updates == 0;
            bool written = !p->reads || count < 1000;
            if (reading && !written && !zeros)
                cg_putf(p->out, "    read_numbers(file, %s, %zu);\n", name, count);
            else if (!reading && zeros)
                cg_putf(p->out, "static real %s[%zu]; /* %zu x %zu, zeros */\n", name, count,
                        buffer->rows, buffer->cols);
            else if (!reading)
                put_array(p, name, count, numbers, written);
        }
}

/* ---- the program around it ---- */

static void put_head(struct program *p, const char *title)
{
    const struct cg_train_options *o = p->options;
    static const char *const optimizers[] = {"gradient descent", "momentum", "Adam"};
    struct cg_strbuf line;
    cg_strbuf_init(&line);
    cg_putf(&line, "Trains %s by the gradients that Chalkgrad derived.", title);
    emit_comment(p->out, 0, line.text);
    cg_putf(p->out,
            "/* By %s, %zu of %zu rows an update, %zu epochs.\n"
            " * Matrices are arrays, row by row: entry (i, j) of an m x n matrix is [i * n + j].\n"
            " *\n"
            " *     cc -O3 THIS.c -lm && ./a.out%s\n"
            " */\n"
            "#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n"
            "#include <stdlib.h>\n\n"
            "typedef %s real;\n\n",
            optimizers[o->optimizer], p->trainer->batch_rows, p->trainer->n_rows, o->epochs,
            p->reads ? " FILE_OF_NUMBERS" : "", o->precision == CG_F32 ? "float" : "double");
    cg_strbuf_finish(&line);
}

static bool has_code(const struct program *p, enum plan_code code)
{
    const struct plan *plans[3] = {p->trainer->loss.plan, p->trainer->batch.plan,
                                   p->trainer->rest.plan};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; plans[i] && k < plans[i]->n_ops; k++) {
            const struct plan_op *op = &plans[i]->ops[k];
            for (size_t c = 0; op->kind == PLAN_MAP && c < op->u.map.n_code; c++)
                if (op->u.map.code[c].code == code)
                    return true;
        }
    return false;
}

static void put_elementwise(struct program *p)
{
    if (has_code(p, PLAN_SIGMOID))
        cg_put(p->out, "\nstatic real sigmoid(real x)\n{\n    return 1 / (1 + exp(-x));\n}\n");
    if (has_code(p, PLAN_SOFTPLUS))
        cg_put(p->out, "\n/* log(1 + e^x), where e^x may be too large for a number */\n"
                       "static real softplus(real x)\n{\n"
                       "    return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));\n}\n");
}

/* The order of the rows in an epoch, as chalkgrad has it: xoshiro256** seeded by splitmix64, and a
 * shuffle from the inside out. */
static void put_shuffle(struct program *p)
{
    const struct cg_trainer *t = p->trainer;
    if (t->updates_per_epoch == 1)
        return;
    if (p->options->in_order) {
        cg_putf(p->out,
                "\nstatic void shuffle(size_t *order, size_t epoch)\n{\n    (void)epoch;\n"
                "    for (size_t i = 0; i < %zu; i++)\n        order[i] = i;\n}\n",
                t->n_rows);
        return;
    }
    cg_putf(p->out,
            "\n/* xoshiro256** of D. Blackman and S. Vigna */\n"
            "static uint64_t next_bits(uint64_t *state)\n{\n"
            "    uint64_t x = state[1] * 5, bits = (x << 7 | x >> 57) * 9, u = state[1] << 17;\n"
            "    state[2] ^= state[0];\n    state[3] ^= state[1];\n"
            "    state[1] ^= state[2];\n    state[0] ^= state[3];\n"
            "    state[2] ^= u;\n    state[3] = state[3] << 45 | state[3] >> 19;\n"
            "    return bits;\n}\n"
            "\n/* The order of the rows in an epoch. */\n"
            "static void shuffle(size_t *order, size_t epoch)\n{\n"
            "    uint64_t state[4], seed = %lluu * 0x9E3779B97F4A7C15u + epoch + 1;\n"
            "    for (int k = 0; k < 4; k++) { /* splitmix64 */\n"
            "        uint64_t bits = seed += 0x9E3779B97F4A7C15u;\n"
            "        bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;\n"
            "        bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;\n"
            "        state[k] = bits ^ bits >> 31;\n    }\n"
            "    for (size_t i = 0; i < %zu; i++) {\n"
            "        uint64_t least = -(uint64_t)(i + 1) %% (i + 1), bits;\n"
            "        do /* so that each of i + 1 places is as likely */\n"
            "            bits = next_bits(state);\n"
            "        while (bits < least);\n"
            "        size_t j = bits %% (i + 1);\n"
            "        order[i] = order[j];\n        order[j] = i;\n    }\n}\n",
            (unsigned long long)p->options->seed, t->n_rows);
}

/* The rate after `updates` updates, as cg_train_rate has it. */
static void put_rate(struct program *p)
{
    const struct cg_train_options *o = p->options;
    const struct cg_schedule *s = &o->schedule;
    size_t per_epoch = p->trainer->updates_per_epoch;
    cg_put(p->out, "        const real rate = ");
    switch (s->kind) {
    case CG_CONSTANT:
        cg_put_number(p->out, o->rate);
        break;
    case CG_STEP:
        cg_put_number(p->out, o->rate);
        cg_put(p->out, " * pow(");
        cg_put_number(p->out, s->factor);
        cg_putf(p->out, ", (double)(updates / %zu / %zu))", per_epoch, s->every);
        break;
    case CG_COSINE:
        cg_put_number(p->out, s->least);
        cg_put(p->out, " + ");
        cg_put_number(p->out, o->rate - s->least);
        cg_putf(p->out,
                " * (1 + cos(3.14159265358979323846 *\n                              "
                "fmin((double)updates / %zu.0, 1))) / 2",
                o->epochs * per_epoch);
        break;
    }
    cg_put(p->out, ";\n");
}

/* for the updates of one epoch: their scalars and rows */
static void put_updates(struct program *p)
{
    const struct cg_train_options *o = p->options;
    const struct cg_trainer *t = p->trainer;
    struct cg_optimizer_constants c = optimizer_constants(o);
    cg_putf(p->out, "        for (size_t i = 0; i < %zu; i++, updates++) {\n    ",
            t->updates_per_epoch);
    put_rate(p);
    if (o->optimizer == CG_ADAM) {
        cg_put(p->out, "            const real first_bias = 1 / (1 - pow(");
        cg_put_number(p->out, c.beta1);
        cg_put(p->out, ", (double)updates + 1)), second_bias = 1 / (1 - pow(");
        cg_put_number(p->out, c.beta2);
        cg_put(p->out, ", (double)updates + 1));\n");
    }
    const char *order =
        t->updates_per_epoch > 1 ? cg_format(&p->arena, "order + i * %zu", t->batch_rows) : "NULL";
    const char *given = update_parameters(p, t->updates_per_epoch > 1, order);
    cg_put(p->out, "            ");
    if (t->rest.plan)
        cg_putf(p->out,
                "if (i == %zu)\n                update_rest%s;\n"
                "            else\n                ",
                t->updates_per_epoch - 1, given);
    cg_putf(p->out, "update%s;\n        }\n", given);
}

static void put_early_end(struct program *p)
{
    const struct cg_train_options *o = p->options;
    if (o->has_stop) {
        cg_put(p->out, "        if (J_now < ");
        cg_put_number(p->out, o->stop);
        cg_put(p->out, ")\n            break;\n");
    }
    if (o->patience)
        cg_putf(p->out,
                "        if (epoch == 0 || J_now < least) {\n            least = J_now;\n"
                "            since = epoch;\n        }\n"
                "        if (epoch - since >= %zu)\n            break;\n",
                o->patience);
}

static void put_main(struct program *p)
{
    const struct cg_trainer *t = p->trainer;
    const struct cg_train_options *o = p->options;
    size_t every = o->epochs / 10 ? o->epochs / 10 : 1;
    if (p->reads)
        cg_put(p->out, "\nstatic void read_numbers(FILE *file, real *numbers, size_t count)\n{\n"
                       "    for (size_t i = 0; i < count; i++) {\n        double number;\n"
                       "        if (!file || fread(&number, sizeof number, 1, file) != 1) {\n"
                       "            fputs(\"the file of numbers is missing or too short\\n\", "
                       "stderr);\n            exit(1);\n        }\n"
                       "        numbers[i] = number;\n    }\n}\n");
    cg_put(p->out, p->reads ? "\nint main(int argc, char **argv)\n{\n" : "\nint main(void)\n{\n");
    if (p->reads) {
        cg_put(p->out, "    FILE *file = argc > 1 ? fopen(argv[1], \"rb\") : NULL;\n");
        put_arrays(p, true);
        cg_put(p->out, "    fclose(file);\n");
    }
    if (t->updates_per_epoch > 1)
        cg_putf(p->out, "    static size_t order[%zu];\n", t->n_rows);
    cg_put(p->out, "    size_t epoch = 0, updates = 0;\n");
    if (o->patience)
        cg_put(p->out, "    size_t since = 0;\n    double least = 0;\n");
    cg_putf(p->out, "    for (; epoch < %zu; epoch++) {\n", o->epochs);
    bool watch = o->has_stop || o->patience;
    if (watch)
        cg_put(p->out, "        const double J_now = loss();\n");
    cg_putf(p->out,
            "        if (epoch %% %zu == 0)\n"
            "            printf(\"epoch %%zu: %s = %%.17g\\n\", epoch, %s);\n",
            every, o->loss->name, watch ? "J_now" : "(double)loss()");
    put_early_end(p);
    if (t->updates_per_epoch > 1)
        cg_put(p->out, "        shuffle(order, epoch);\n");
    put_updates(p);
    cg_putf(p->out,
            "    }\n    printf(\"epoch %%zu: %s = %%.17g\\n\", epoch, (double)loss());\n"
            "    return 0;\n}\n",
            o->loss->name);
}

void program_emit(struct cg_strbuf *out, struct cg_strbuf *numbers,
                  const struct cg_trainer *trainer, const char *title)
{
    struct program p = {
        .out = out, .numbers = numbers, .trainer = trainer, .options = &trainer->options};
    cg_arena_init(&p.arena);
    p.reads = count_numbers(&p) > MOST_WRITTEN;
    put_head(&p, title);
    put_arrays(&p, false);
    put_elementwise(&p);
    put_functions(&p);
    put_shuffle(&p);
    put_main(&p);
    cg_arena_finish(&p.arena);
}
