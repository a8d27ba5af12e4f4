#include "engine/program_writer.h"

#include "engine/emit.h"
#include "engine/optimizer.h"

#include <string.h>

enum { MOST_WRITTEN = 20000 }; /* numbers in the text of the program */

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
        const char *name = program_buffer_name(p, b);
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
        const char *name = program_buffer_name(p, b);
        if (!is_used(p->plan, b))
            continue;
        if (buffer->role == PLAN_EYE) {
            program_put_for(p, 4, "i", buffer->rows, "");
            cg_putf(p->out, "        %s[i * %zu] = 1;\n", name, buffer->cols + 1);
        }
        if (buffer->role == PLAN_ROWS && p->batches) {
            program_put_for(p, 4, "i", buffer->rows, "");
            program_put_for(p, 8, "j", buffer->cols, "");
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
        program_put_op(p, &plan->ops[i]);
    cg_putf(p->out, "    return %s[0];\n}\n", program_buffer_name(p, plan->loss));
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
            const char *name = i ? data_name(p, buffer->value) : program_buffer_name(p, b);
            double *numbers = cg_alloc_array(&p->arena, count, sizeof *numbers);
            if (i)
                memcpy(numbers, t->all.env.values[buffer->value->id].data, count * sizeof *numbers);
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
                program_put_array(p, name, count, numbers, written);
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
