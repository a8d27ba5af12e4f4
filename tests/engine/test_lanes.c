/* Networks side by side against the same networks one after another. */
#include "fixture.h"

#include "engine/lanes.h"
#include "engine/run.h"

#include <chalkgrad/prng.h>

#include <stdio.h>
#include <stdlib.h>

enum { MOST_PARAMS = 4, UPDATES = 5, ROWS = 4 };

struct trial {
    struct fixture f;
    struct cg_book book;
    const struct cg_value *params[MOST_PARAMS], *rows[2];
    struct cg_train_options options;
    const struct plan *plan;
    enum cg_precision precision;
    size_t batch, real_size, networks;
    char *work, *states; /* states: one network after another */
    size_t *orders;      /* [network][u * batch + i] */
    void *data[2];
    double losses[UPDATES];
    const double (*scalars)[PLAN_SCALAR_COUNT];
};

static const char network[] =
    "X : 4 x 2; T : 4 x 3; W1 : 2 x 3; B1 : 1 x 3; W2 : 3 x 3; B2 : 1 x 3; f = sigmoid\n"
    "H = f(X @ W1 + B1); Y = f(H @ W2 + B2); J = 1/2 * sum((Y - T)^2)";
static const char classes[] =
    "X : 4 x 2; T : 4 x 3; W1 : 2 x 3; B1 : 1 x 3; W2 : 3 x 3; B2 : 1 x 3; f = tanh\n"
    "H = f(X @ W1 + B1); P = softmax(H @ W2 + B2); J = -mean(T^2 * log(P)) + mean(W1)";

/* 28 hidden units: more runs than a chunk of lanes has. */
static const char wide[] =
    "X : 4 x 2; T : 4 x 3; W1 : 2 x 7; B1 : 1 x 7; W2 : 7 x 3; B2 : 1 x 3; f = sigmoid; g = tanh\n"
    "H = f(X @ W1 + B1); Y = g(H @ W2 + B2); J = mean((Y - T)^2) + sum(mean(H^2, axis=1))";

static void put(const struct trial *t, void *to, size_t i, double x)
{
    if (t->real_size == sizeof(float))
        ((float *)to)[i] = (float)x;
    else
        ((double *)to)[i] = x;
}

static double get(const struct trial *t, const void *from, size_t i)
{
    return t->real_size == sizeof(float) ? (double)((const float *)from)[i]
                                         : ((const double *)from)[i];
}

static void compile(struct trial *t, const char *text, enum cg_optimizer optimizer)
{
    static const char *const params[] = {"W1", "B1", "W2", "B2"};
    struct cg_error error;
    fixture_init(&t->f, text, 1);
    cg_book_init(&t->book, &t->f.model, &t->f.arena);
    for (size_t i = 0; i < MOST_PARAMS; i++)
        t->params[i] = value(&t->f, params[i]);
    t->rows[0] = value(&t->f, "X");
    t->rows[1] = value(&t->f, "T");
    t->options = (struct cg_train_options){.params = t->params,
                                           .n_params = MOST_PARAMS,
                                           .rows = t->rows,
                                           .n_rows = 2,
                                           .loss = value(&t->f, "J"),
                                           .optimizer = optimizer,
                                           .rate = 0.1,
                                           .epochs = 10};
    for (size_t i = 0; i < MOST_PARAMS; i++)
        if (!cg_derive(&t->book, t->options.loss, t->params[i], NULL, NULL, t->params[i]->place,
                       &error))
            fail_msg("%s", error.text);
    t->plan = plan_compile(&t->f.arena, &t->book, &t->options, t->batch, true, &error);
    if (!t->plan)
        fail_msg("%s", error.text);
}

/* Inputs, all rows of the data, every network's parameters and order of rows. */
static void fill(struct trial *t)
{
    struct cg_prng prng;
    cg_prng_seed(&prng, 7);
    t->work = calloc(t->plan->work_size, t->real_size);
    t->states = calloc(t->networks * t->plan->state_size, t->real_size);
    t->orders = calloc(t->networks * UPDATES * t->batch, sizeof *t->orders);
    for (size_t i = 0; i < 2; i++) {
        const struct plan_buffer *b = &t->plan->buffers[t->plan->rows[i]];
        t->data[i] = calloc(ROWS * b->cols, t->real_size);
        for (size_t k = 0; k < ROWS * b->cols; k++)
            put(t, t->data[i], k, cg_prng_uniform(&prng));
        memcpy(t->work + b->offset * t->real_size, t->data[i], b->rows * b->cols * t->real_size);
    }
    for (size_t n = 0; n < t->networks; n++)
        for (size_t p = 0; p < t->plan->n_params; p++) {
            const struct plan_buffer *b = &t->plan->buffers[t->plan->params[p]];
            for (size_t k = 0; k < b->rows * b->cols; k++)
                put(t, t->states, n * t->plan->state_size + b->offset + k,
                    cg_prng_uniform(&prng) - 0.5);
        }
    for (size_t i = 0; i < t->networks * UPDATES * t->batch; i++)
        t->orders[i] = (size_t)cg_prng_below(&prng, ROWS);
}

/* Network `n` alone, from its state of now. */
static void alone(struct trial *t, size_t n, char *state)
{
    const void *const data[] = {t->data[0], t->data[1]};
    memcpy(state, t->states + n * t->plan->state_size * t->real_size,
           t->plan->state_size * t->real_size);
    struct plan_runner *runner = plan_run_create(t->plan, t->precision, 1);
    struct plan_updates updates = {.state = state,
                                   .work = t->work,
                                   .data = t->batch < ROWS ? data : NULL,
                                   .order = t->orders + n * UPDATES * t->batch,
                                   .scalars = t->scalars,
                                   .losses = t->losses,
                                   .count = UPDATES};
    runner->run(runner, &updates);
    runner->destroy(runner);
}

static void check_network(struct trial *t, struct plan_lanes *lanes, size_t n, const double *losses)
{
    double tolerance = t->precision == CG_F32 ? 1e-4 : 1e-11;
    char *state = calloc(t->plan->state_size, t->real_size),
         *got = calloc(t->plan->state_size, t->real_size);
    alone(t, n, state);
    plan_lanes_save(lanes, n, got);
    for (size_t u = 0; u < UPDATES; u++)
        assert_true(fabs(losses[n * UPDATES + u] - t->losses[u]) <= tolerance);
    for (size_t p = 0; p < t->plan->n_params; p++) {
        const struct plan_buffer *b = &t->plan->buffers[t->plan->params[p]];
        for (size_t k = b->offset; k < b->offset + b->rows * b->cols; k++)
            if (!(fabs(get(t, got, k) - get(t, state, k)) <= tolerance))
                fail_msg("network %zu, %s [%zu]: %g, not %g", n, b->name, k - b->offset,
                         get(t, got, k), get(t, state, k));
    }
    free(state);
    free(got);
}

static void check(const char *text, enum cg_optimizer optimizer, enum cg_precision precision,
                  size_t batch, size_t networks, size_t threads)
{
    double scalars[UPDATES][PLAN_SCALAR_COUNT];
    for (size_t u = 0; u < UPDATES; u++) {
        scalars[u][PLAN_RATE] = 0.1 / (double)(1 + u);
        scalars[u][PLAN_FIRST_BIAS] = 1 / (1 - pow(0.9, (double)(u + 1)));
        scalars[u][PLAN_SECOND_BIAS] = 1 / (1 - pow(0.999, (double)(u + 1)));
    }
    struct trial t = {.precision = precision,
                      .batch = batch,
                      .networks = networks,
                      .real_size = precision == CG_F32 ? sizeof(float) : sizeof(double),
                      .scalars = scalars};
    compile(&t, text, optimizer);
    fill(&t);
    struct plan_lanes *lanes = plan_lanes_create(t.plan, precision, networks, threads);
    const size_t **orders = calloc(networks, sizeof *orders);
    double *losses = calloc(networks * UPDATES, sizeof *losses);
    const void *const data[] = {t.data[0], t.data[1]};
    for (size_t n = 0; n < networks; n++) {
        plan_lanes_load(lanes, n, t.states + n * t.plan->state_size * t.real_size);
        orders[n] = t.orders + n * UPDATES * batch;
    }
    struct plan_lane_updates updates = {.work = t.work,
                                        .data = batch < ROWS ? data : NULL,
                                        .orders = orders,
                                        .scalars = scalars,
                                        .losses = losses,
                                        .count = UPDATES};
    plan_lanes_run(lanes, &updates);
    for (size_t n = 0; n < networks; n++)
        check_network(&t, lanes, n, losses);
    plan_lanes_destroy(lanes);
    free(orders);
    free(losses);
    free(t.work);
    free(t.states);
    free(t.orders);
    free(t.data[0]);
    free(t.data[1]);
    fixture_finish(&t.f);
}

static void full_batch(void **state)
{
    (void)state;
    for (int precision = CG_F64; precision <= CG_F32; precision++)
        for (int optimizer = CG_SGD; optimizer <= CG_ADAM; optimizer++) {
            check(network, (enum cg_optimizer)optimizer, (enum cg_precision)precision, ROWS, 1, 1);
            check(network, (enum cg_optimizer)optimizer, (enum cg_precision)precision, ROWS, 100,
                  1);
            check(wide, (enum cg_optimizer)optimizer, (enum cg_precision)precision, ROWS, 9, 1);
            check(classes, (enum cg_optimizer)optimizer, (enum cg_precision)precision, ROWS, 37, 2);
        }
}

static void mini_batches(void **state)
{
    (void)state;
    for (int precision = CG_F64; precision <= CG_F32; precision++)
        for (size_t batch = 1; batch < ROWS; batch++)
            check(network, CG_ADAM, (enum cg_precision)precision, batch, 70, batch);
}

/* With the instructions of any x86-64 too. */
static void every_instruction_set(void **state)
{
    (void)state;
    static const char *const sets[] = {"avx2", "baseline"};
    for (size_t i = 0; i < 2; i++) {
        setenv("CHALKGRAD_KERNELS", sets[i], 1);
        full_batch(state);
    }
    unsetenv("CHALKGRAD_KERNELS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_batch),
        cmocka_unit_test(mini_batches),
        cmocka_unit_test(every_instruction_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
