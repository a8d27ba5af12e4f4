/* A plan as text: each operation in the model language, and the lines that it computes. */
#include "engine/plan.h"

#include <math.h>
#include <stdlib.h>

struct printing {
    struct cg_strbuf *out;
    const struct plan *plan;
    const struct plan_map *map;
    const char **names; /* of the map's registers, or NULL: written out */
};

/* How tightly an operator binds, so that brackets stand only where they must. */
enum { SUM_LEVEL, PRODUCT_LEVEL, UNARY_LEVEL, POWER_LEVEL, ATOM_LEVEL };

static void put_view(struct cg_strbuf *out, const struct plan *plan, struct plan_view view,
                     size_t rows, size_t cols)
{
    const struct plan_buffer *b = &plan->buffers[view.buffer];
    bool flat = rows == 1 || cols == 1 || b->rows * b->cols == 1;
    bool across = (b->cols > 1 && view.row == 1) || (b->cols == 1 && view.col == 1) ||
                  (b->rows == 1 && view.row == 1);
    if (b->rows > 1 && b->cols > 1 && (view.row > b->cols || view.col > b->cols))
        cg_putf(out, "diag(%s)", b->name);
    else
        cg_putf(out, "%s%s", b->name, across && !flat ? ".T" : "");
}

static const char *infix(enum plan_code code)
{
    return code == PLAN_PLUS    ? " + "
           : code == PLAN_MINUS ? " - "
           : code == PLAN_TIMES ? " * "
           : code == PLAN_OVER  ? " / "
                                : "^";
}

static int level(enum plan_code code)
{
    switch (code) {
    case PLAN_PLUS:
    case PLAN_MINUS:
        return SUM_LEVEL;
    case PLAN_TIMES:
    case PLAN_OVER:
        return PRODUCT_LEVEL;
    case PLAN_NEGATE:
        return UNARY_LEVEL;
    case PLAN_POWER:
    case PLAN_SQUARE:
        return POWER_LEVEL;
    case PLAN_NUMBER:
    case PLAN_SCALAR:
    case PLAN_EXP:
    case PLAN_LOG:
    case PLAN_SQRT:
    case PLAN_SIN:
    case PLAN_COS:
    case PLAN_TANH:
    case PLAN_SIGMOID:
    case PLAN_SOFTPLUS:
    case PLAN_RELU:
    case PLAN_ABS:
    case PLAN_STEP:
    case PLAN_SIGN:
        break;
    }
    return ATOM_LEVEL;
}

static const char *function(enum plan_code code)
{
    static const char *const names[] = {
        [PLAN_EXP] = "exp",         [PLAN_LOG] = "log",   [PLAN_SQRT] = "sqrt",
        [PLAN_SIN] = "sin",         [PLAN_COS] = "cos",   [PLAN_TANH] = "tanh",
        [PLAN_SIGMOID] = "sigmoid", [PLAN_RELU] = "relu", [PLAN_SOFTPLUS] = "softplus",
        [PLAN_ABS] = "abs",         [PLAN_STEP] = "step", [PLAN_SIGN] = "sign",
    };
    return names[code];
}

/* 1/6 is easier to read than 0.166666666667; 0.1 is not a fraction here. */
static bool is_fraction(double number, long *num, long *den)
{
    for (*den = 2; *den <= 64; ++*den) {
        *num = lround(number * (double)*den);
        if (*num && fabs(number - (double)*num / (double)*den) < 1e-15)
            return *den % 5 != 0 && labs(*num) < *den;
    }
    return false;
}

static void put_number(struct cg_strbuf *out, double number)
{
    long num, den;
    if (is_fraction(number, &num, &den))
        cg_putf(out, "%ld/%ld", num, den);
    else
        cg_putf(out, "%.10g", number);
}

static void put_register(const struct printing *p, size_t reg, int least);

static void put_code(const struct printing *p, const struct plan_instr *instr)
{
    static const char *const scalars[] = {"rate", "first_bias", "second_bias"};
    int own = level(instr->code);
    switch (own) {
    case SUM_LEVEL:
    case PRODUCT_LEVEL:
        put_register(p, instr->a, own);
        cg_put(p->out, infix(instr->code));
        put_register(p, instr->b, own + 1);
        return;
    case UNARY_LEVEL:
        cg_putc(p->out, '-');
        put_register(p, instr->a, UNARY_LEVEL);
        return;
    case POWER_LEVEL:
        put_register(p, instr->a, ATOM_LEVEL);
        cg_putc(p->out, '^');
        if (instr->code == PLAN_SQUARE)
            cg_putc(p->out, '2');
        else
            put_register(p, instr->b, ATOM_LEVEL);
        return;
    default:
        break;
    }
    if (instr->code == PLAN_NUMBER)
        put_number(p->out, instr->number);
    else if (instr->code == PLAN_SCALAR)
        cg_put(p->out, scalars[(size_t)instr->number]);
    else {
        cg_putf(p->out, "%s(", function(instr->code));
        put_register(p, instr->a, SUM_LEVEL);
        cg_putc(p->out, ')');
    }
}

static void put_register(const struct printing *p, size_t reg, int least)
{
    const struct plan_map *map = p->map;
    if (p->names[reg]) {
        cg_put(p->out, p->names[reg]);
    } else if (reg < map->n_inputs) {
        put_view(p->out, p->plan, map->inputs[reg], map->rows, map->cols);
    } else {
        const struct plan_instr *instr = &map->code[reg - map->n_inputs];
        bool brackets = level(instr->code) < least ||
                        (instr->code == PLAN_NUMBER && instr->number < 0 && least > SUM_LEVEL);
        if (brackets)
            cg_putc(p->out, '(');
        put_code(p, instr);
        if (brackets)
            cg_putc(p->out, ')');
    }
}

static void put_store(const struct printing *p, const struct plan_store *s)
{
    static const char *const axes[] = {"", ", axis=0", ", axis=1", ""};
    cg_putf(p->out, "      %s %s ", p->plan->buffers[s->out.buffer].name,
            s->mode == PLAN_DESCEND ? "-= rate *" : "=");
    if (s->reduce == PLAN_KEEP) {
        put_register(p, s->reg, SUM_LEVEL);
    } else {
        if (s->scale != 1) {
            put_number(p->out, s->scale);
            cg_put(p->out, " * ");
        }
        cg_put(p->out, "sum(");
        put_register(p, s->reg, SUM_LEVEL);
        cg_putf(p->out, "%s)", axes[s->reduce]);
    }
    cg_putc(p->out, '\n');
}

/* How often each register is read. */
static void count_reads(const struct plan_map *map, size_t *reads)
{
    for (size_t i = 0; i < map->n_code; i++) {
        enum plan_code code = map->code[i].code;
        if (code == PLAN_NUMBER || code == PLAN_SCALAR)
            continue;
        reads[map->code[i].a]++;
        if (level(code) <= PRODUCT_LEVEL || code == PLAN_POWER)
            reads[map->code[i].b]++;
    }
    for (size_t i = 0; i < map->n_stores; i++)
        reads[map->stores[i].reg]++;
}

/* The stores that keep a register; the name that it has then. */
static bool put_kept(struct printing *p, size_t reg)
{
    bool kept = false;
    for (size_t i = 0; i < p->map->n_stores; i++) {
        const struct plan_store *s = &p->map->stores[i];
        if (s->reg != reg || s->reduce != PLAN_KEEP)
            continue;
        put_store(p, s);
        p->names[reg] = p->plan->buffers[s->out.buffer].name;
        kept = true;
    }
    return kept;
}

static bool is_number(enum plan_code code)
{
    return code == PLAN_NUMBER || code == PLAN_SCALAR;
}

/* Each store a line; before it, what is read more than once gets a name of its own. */
static void put_map(struct cg_strbuf *out, const struct plan *plan, const struct plan_map *map)
{
    struct cg_arena arena;
    cg_arena_init(&arena);
    size_t n = map->n_inputs + map->n_code, named = 0;
    size_t *reads = cg_alloc_array(&arena, n, sizeof *reads);
    struct printing p = {out, plan, map, cg_alloc_array(&arena, n, sizeof *p.names)};
    count_reads(map, reads);
    if (map->rows > 1 && map->cols > 1)
        cg_putf(out, "for each of %zu x %zu\n", map->rows, map->cols);
    else if (map->rows * map->cols > 1)
        cg_putf(out, "for each of %zu\n", map->rows * map->cols);
    else
        cg_put(out, "for one number\n");
    for (size_t reg = 0; reg < n; reg++) {
        bool kept = put_kept(&p, reg);
        if (kept || reg < map->n_inputs || reads[reg] < 2 ||
            is_number(map->code[reg - map->n_inputs].code))
            continue;
        const char *name = map->code[reg - map->n_inputs].name;
        if (!name)
            name = cg_format(&arena, "r%zu", ++named);
        cg_putf(out, "      %s = ", name);
        put_register(&p, reg, SUM_LEVEL);
        cg_putc(out, '\n');
        p.names[reg] = name;
    }
    for (size_t i = 0; i < map->n_stores; i++)
        if (map->stores[i].reduce != PLAN_KEEP)
            put_store(&p, &map->stores[i]);
    cg_arena_finish(&arena);
}

static void put_product(struct cg_strbuf *out, const struct plan *plan,
                        const struct plan_product *p)
{
    cg_putf(out, "%s %s ", plan->buffers[p->out.buffer].name,
            p->mode == PLAN_DESCEND ? "-= rate *" : "=");
    put_view(out, plan, p->a, p->rows, p->inner);
    cg_put(out, " @ ");
    put_view(out, plan, p->b, p->inner, p->cols);
    cg_putf(out, "    (%zu x %zu by %zu x %zu)\n", p->rows, p->inner, p->inner, p->cols);
}

static void put_op(struct cg_strbuf *out, const struct plan *plan, const struct plan_op *op)
{
    switch (op->kind) {
    case PLAN_PRODUCT:
        return put_product(out, plan, &op->u.product);
    case PLAN_MAP:
        return put_map(out, plan, &op->u.map);
    case PLAN_SOFTMAX:
        cg_putf(out, "%s = softmax(", plan->buffers[op->u.softmax.out.buffer].name);
        put_view(out, plan, op->u.softmax.a, op->u.softmax.rows, op->u.softmax.cols);
        cg_put(out, ")\n");
        return;
    }
}

void plan_print(struct cg_strbuf *out, const struct plan *plan)
{
    size_t trained = 0;
    for (size_t i = 0; i < plan->n_params; i++)
        trained += plan->buffers[plan->params[i]].rows * plan->buffers[plan->params[i]].cols;
    cg_putf(out, "%zu operation%s to train %zu number%s on %zu row%s\n", plan->n_ops,
            plan->n_ops == 1 ? "" : "s", trained, trained == 1 ? "" : "s", plan->batch,
            plan->batch == 1 ? "" : "s");
    for (size_t i = 0; i < plan->n_ops; i++) {
        cg_putf(out, "\n%3zu.  ", i + 1);
        put_op(out, plan, &plan->ops[i]);
        for (size_t k = 0; k < plan->ops[i].n_sources; k++)
            cg_putf(out, "        | %s\n", plan->ops[i].sources[k]);
    }
}
