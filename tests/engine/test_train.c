/* Training by derived gradients, against loops written by hand. */
#include "fixture.h"

#include "engine/trainer.h"

#include <stdio.h>
#include <stdlib.h>

static const char xor_model[] =
    "dims n = 4, x = 2, h = 3, y = 1\n"
    "X : n x x = [[0, 0], [0, 1], [1, 0], [1, 1]]; T : n x y = [[0], [1], [1], [0]]\n"
    "W1 : x x h = uniform(-1, 1); B1 : 1 x h = uniform(-1, 1)\n"
    "W2 : h x y = uniform(-1, 1); B2 : 1 x y = uniform(-1, 1); f = sigmoid\n"
    "Z1 = X @ W1 + B1; H = f(Z1); Z2 = H @ W2 + B2; Y = f(Z2); J = 1/2 * sum((Y - T)^2)";

/* A model, its book, and what to train. */
struct school {
    struct fixture f;
    struct cg_book book;
    const struct cg_value *params[4], *rows[2];
    struct cg_train_options options;
};

static void school_init(struct school *s, const char *text, const char *params, const char *rows)
{
    *s = (struct school){0};
    fixture_init(&s->f, text, 1);
    cg_book_init(&s->book, &s->f.model, &s->f.arena);
    char name[8];
    for (int length; sscanf(params, "%7s%n", name, &length) == 1; params += length)
        s->params[s->options.n_params++] = value(&s->f, name);
    for (int length; sscanf(rows, "%7s%n", name, &length) == 1; rows += length)
        s->rows[s->options.n_rows++] = value(&s->f, name);
    s->options.params = s->params;
    s->options.rows = s->rows;
    s->options.loss = value(&s->f, "J");
    s->options.rate = 1;
    s->options.epochs = 100;
    s->options.seed = 3;
}

static struct cg_trainer *begin(struct school *s)
{
    struct cg_error error;
    struct cg_trainer *trainer = cg_trainer_create(&s->book, &s->options, &error);
    if (!trainer)
        fail_msg("%s", error.text);
    return trainer;
}

static void update(struct cg_trainer *trainer, size_t count)
{
    struct cg_error error;
    for (size_t i = 0; i < count; i++)
        if (!cg_trainer_update(trainer, &error))
            fail_msg("%s", error.text);
}

static double *numbers(struct cg_trainer *trainer, const struct cg_value *param)
{
    return cg_env_get(cg_trainer_env(trainer), param)->data;
}

/* All parameters, one behind the other. */
static size_t parameters(const struct school *s, struct cg_trainer *trainer, double *out)
{
    size_t count = 0;
    for (size_t i = 0; i < s->options.n_params; i++) {
        const struct cg_matrix *m = cg_env_get(cg_trainer_env(trainer), s->params[i]);
        memcpy(out + count, m->data, m->rows * m->cols * sizeof *out);
        count += m->rows * m->cols;
    }
    return count;
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

struct network {
    double w1[2][3], b1[3], w2[3], b2;
};

/* One step of the 2-3-1 network on some rows, by the book. Returns their J before it. */
static double step_by_hand(struct network *net, double rate, int from, int to)
{
    struct network g = {{{0}}, {0}, {0}, 0};
    double loss = 0;
    for (int n = from; n < to; n++) {
        double x[2] = {n / 2, n % 2}, target = x[0] != x[1], h[3], z = net->b2;
        for (int j = 0; j < 3; j++) {
            h[j] = sigmoid(x[0] * net->w1[0][j] + x[1] * net->w1[1][j] + net->b1[j]);
            z += h[j] * net->w2[j];
        }
        double y = sigmoid(z), d2 = (y - target) * y * (1 - y);
        loss += (y - target) * (y - target) / 2;
        g.b2 += d2;
        for (int j = 0; j < 3; j++) {
            double d1 = d2 * net->w2[j] * h[j] * (1 - h[j]);
            g.w2[j] += h[j] * d2;
            g.b1[j] += d1;
            g.w1[0][j] += x[0] * d1;
            g.w1[1][j] += x[1] * d1;
        }
    }
    double *w = &net->w1[0][0], *dw = &g.w1[0][0];
    for (size_t i = 0; i < sizeof g / sizeof(double); i++)
        w[i] -= rate * dw[i];
    return loss;
}

static void xor_as_by_hand(void **state)
{
    (void)state;
    struct school s;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    struct cg_trainer *trainer = begin(&s);
    struct network net;
    assert_int_equal(parameters(&s, trainer, (double *)&net) * sizeof(double), sizeof net);
    for (int i = 0; i < 3000; i++) {
        double loss = step_by_hand(&net, 1, 0, 4), got = cg_trainer_loss(trainer);
        if (fabs(loss - got) > 1e-9 * loss)
            fail_msg("update %d: %.17g by hand, %.17g", i, loss, got);
        update(trainer, 1);
    }
    assert_true(cg_trainer_loss(trainer) < 0.1);
    double got[sizeof net / sizeof(double)];
    parameters(&s, trainer, got);
    for (size_t i = 0; i < sizeof net / sizeof(double); i++)
        assert_true(fabs(got[i] - ((double *)&net)[i]) < 1e-7 * (1 + fabs(got[i])));
    size_t count, every;
    const double *losses = cg_trainer_losses(trainer, &count, &every);
    assert_int_equal(count, 3001);
    assert_int_equal(every, 1);
    assert_true(losses[3000] == cg_trainer_loss(trainer) && losses[0] > losses[3000]);
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

/* Mini-batches in the order of the data, with a shorter one at the end, per sample too. */
static void batches_as_by_hand(void **state)
{
    (void)state;
    for (int batch = 1; batch <= 3; batch++)
        for (int native = 0; native <= 1; native++) {
            struct school s;
            school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
            s.options.batch = (size_t)batch;
            s.options.in_order = true;
            s.options.native = native;
            s.options.rate = 0.5;
            struct cg_trainer *trainer = begin(&s);
            struct network net;
            double got[sizeof net / sizeof(double)];
            parameters(&s, trainer, (double *)&net);
            for (int epoch = 0; epoch < 200; epoch++)
                for (int from = 0; from < 4; from += batch) {
                    step_by_hand(&net, 0.5, from, from + batch < 4 ? from + batch : 4);
                    update(trainer, 1);
                }
            parameters(&s, trainer, got);
            for (size_t i = 0; i < sizeof net / sizeof(double); i++)
                if (!(fabs(got[i] - ((double *)&net)[i]) < 1e-9 * (1 + fabs(got[i]))))
                    fail_msg("batches of %d, number %zu: %.17g, not %.17g", batch, i, got[i],
                             ((double *)&net)[i]);
            cg_trainer_destroy(trainer);
            fixture_finish(&s.f);
        }
}

/* The gradient shown is that of the parameters shown. */
static void gradient_is_the_forward_gradient(void **state)
{
    (void)state;
    struct school s;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    s.options.batch = 3; /* shown over all rows, though trained by batches of 3 and 1 */
    struct cg_trainer *trainer = begin(&s);
    for (int i = 0; i < 3; i++, update(trainer, 7))
        for (size_t p = 0; p < 4; p++) {
            const struct cg_matrix *got = cg_trainer_gradient(trainer, p);
            struct cg_matrix want = cg_forward_gradient(cg_trainer_env(trainer), &s.f.arena,
                                                        s.options.loss, s.params[p]);
            for (size_t c = 0; c < got->rows * got->cols; c++)
                if (!(fabs(got->data[c] - want.data[c]) < 1e-14))
                    fail_msg("dJ/d%s [%zu]: %.17g, not %.17g", s.params[p]->name, c, got->data[c],
                             want.data[c]);
        }
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

static void same_seed_same_bits(void **state)
{
    (void)state;
    struct school s;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    for (size_t batch = 0; batch <= 3; batch++) {
        s.options.batch = batch;
        double first[16], second[16], other[16];
        struct cg_trainer *a = begin(&s), *b = begin(&s);
        s.options.seed = 4;
        struct cg_trainer *c = begin(&s);
        s.options.seed = 3;
        update(a, 500), update(b, 500), update(c, 500);
        size_t count = parameters(&s, a, first);
        parameters(&s, b, second), parameters(&s, c, other);
        assert_memory_equal(first, second, count * sizeof(double));
        assert_memory_not_equal(first, other, count * sizeof(double));
        cg_trainer_destroy(a), cg_trainer_destroy(b), cg_trainer_destroy(c);
    }
    fixture_finish(&s.f);
}

/* J = 1/2 w^2, so the gradient is w; each optimiser's formula written out. */
static void optimisers_by_hand(void **state)
{
    (void)state;
    for (int optimizer = CG_SGD; optimizer <= CG_ADAM; optimizer++) {
        struct school s;
        school_init(&s, "w : 1 x 2 = [3, -5]; J = 1/2 * sum(w ^ 2)", "w", "");
        s.options.optimizer = (enum cg_optimizer)optimizer;
        s.options.rate = 0.1;
        struct cg_trainer *trainer = begin(&s);
        for (size_t c = 0; c < 2; c++) {
            double w = c ? -5 : 3, v = 0, m = 0, u = 0;
            struct cg_error error;
            assert_true(cg_trainer_seek(trainer, 0, &error));
            for (int t = 1; t <= 30; t++) {
                double g = w;
                v = 0.9 * v + g;
                m = 0.9 * m + 0.1 * g;
                u = 0.999 * u + 0.001 * g * g;
                double adam = m / (1 - pow(0.9, t)) / (sqrt(u / (1 - pow(0.999, t))) + 1e-8);
                w -= 0.1 * (optimizer == CG_SGD ? g : optimizer == CG_MOMENTUM ? v : adam);
                update(trainer, 1);
                double got = numbers(trainer, s.params[0])[c];
                if (fabs(got - w) > 1e-12)
                    fail_msg("optimizer %d, update %d: %.17g, not %.17g", optimizer, t, got, w);
            }
        }
        cg_trainer_destroy(trainer);
        fixture_finish(&s.f);
    }
}

/* dJ/dw is the sum of the batch's rows; with rows 1, 2, 4, 8, 16 each partial sum tells which rows
 * were in. An epoch takes each row once, in an order that differs from epoch to epoch. */
static void batches_cover_each_epoch(void **state)
{
    (void)state;
    struct school s;
    school_init(&s,
                "dims n = 5; X : n x 1 = [[1], [2], [4], [8], [16]]; w : 1 x 1 = zeros\n"
                "J = sum(X * w)",
                "w", "X");
    s.options.batch = 2;
    struct cg_trainer *trainer = begin(&s);
    double at = 0;
    int first[40];
    for (int epoch = 0; epoch < 40; epoch++) {
        int seen = 0;
        for (int batch = 0; batch < 3; batch++) {
            assert_int_equal(cg_trainer_epoch(trainer), epoch);
            update(trainer, 1);
            double now = numbers(trainer, s.params[0])[0];
            int rows = (int)(at - now);
            at = now;
            assert_int_equal(__builtin_popcount((unsigned)rows), batch == 2 ? 1 : 2);
            assert_int_equal(rows & seen, 0);
            seen |= rows;
            if (!batch)
                first[epoch] = rows;
        }
        assert_int_equal(seen, 31);
    }
    int same = 0;
    for (int epoch = 1; epoch < 40; epoch++)
        same += first[epoch] == first[epoch - 1];
    assert_true(same < 20);
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

/* Any update can be gone back to, and it and all that follows come out as the first time. */
static void rewinding_is_exact(void **state)
{
    (void)state;
    enum { LAST = 1500 };
    struct school s;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    s.options.optimizer = CG_ADAM;
    s.options.rate = 0.05;
    s.options.batch = 3;
    struct cg_trainer *trainer = begin(&s);
    static double seen[LAST + 1][16], losses[LAST + 1];
    double now[16];
    for (size_t i = 0; i <= LAST; i++) {
        parameters(&s, trainer, seen[i]);
        losses[i] = cg_trainer_loss(trainer);
        update(trainer, i < LAST);
    }
    struct cg_prng prng;
    struct cg_error error;
    cg_prng_seed(&prng, 9);
    for (int i = 0; i < 40; i++) {
        size_t to = i ? (size_t)cg_prng_below(&prng, LAST + 1) : 0;
        assert_true(cg_trainer_seek(trainer, to, &error));
        assert_int_equal(cg_trainer_updates(trainer), to);
        size_t count = parameters(&s, trainer, now), epochs, every;
        assert_memory_equal(now, seen[to], count * sizeof(double));
        assert_true(cg_trainer_loss(trainer) == losses[to]);
        const double *noted = cg_trainer_losses(trainer, &epochs, &every);
        assert_int_equal(epochs, LAST / 2 + 1);
        assert_true(noted[to / 2] == losses[to / 2 * 2]);
    }
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

/* Without the losses of each epoch: the same updates, and the mean loss of the batches. Where
 * nothing moves, the two batches of half the rows have half of J each. */
static void losses_of_batches(void **state)
{
    (void)state;
    for (size_t batch = 1; batch <= 3; batch++) {
        double numbers_of[2][16], one_by_one = 0;
        for (int ends_only = 0; ends_only < 2; ends_only++) {
            struct school s;
            struct cg_error error;
            size_t count, every;
            school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
            s.options.batch = batch;
            s.options.ends_only = ends_only;
            struct cg_trainer *trainer = begin(&s);
            for (size_t i = 0; i < 50 && !ends_only; i++) {
                update(trainer, true);
                one_by_one += cg_trainer_batch_loss(trainer) / 50;
            }
            assert_true(!ends_only || cg_trainer_run(trainer, 50, &error));
            double got = cg_trainer_batch_loss(trainer);
            assert_true(!ends_only || fabs(got - one_by_one) < 1e-12);
            parameters(&s, trainer, numbers_of[ends_only]);
            cg_trainer_losses(trainer, &count, &every);
            assert_int_equal(count, ends_only ? 1 : 1 + 50 / ((4 + batch - 1) / batch));
            cg_trainer_destroy(trainer);
            fixture_finish(&s.f);
        }
        assert_memory_equal(numbers_of[0], numbers_of[1], 13 * sizeof(double));
    }
    struct school s;
    struct cg_error error;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    s.options.batch = 2;
    s.options.rate = 0;
    struct cg_trainer *trainer = begin(&s);
    assert_true(cg_trainer_run(trainer, 20, &error));
    assert_true(fabs(2 * cg_trainer_batch_loss(trainer) - cg_trainer_loss(trainer)) < 1e-12);
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

/* Many updates at a stroke (in the beginning each is one, as checkpoints are kept) are the same
 * updates one by one, bit for bit, also where each has numbers of its own. */
static void strokes_are_single_updates(void **state)
{
    (void)state;
    for (size_t batch = 0; batch < 3; batch++) {
        double numbers_of[2][16];
        for (int one_by_one = 0; one_by_one < 2; one_by_one++) {
            struct school s;
            struct cg_error error;
            school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
            s.options.optimizer = CG_ADAM;
            s.options.rate = 0.05;
            s.options.batch = batch;
            s.options.schedule = (struct cg_schedule){.kind = CG_COSINE};
            s.options.epochs = 1500;
            struct cg_trainer *trainer = begin(&s);
            if (one_by_one)
                update(trainer, 1500);
            else
                assert_true(cg_trainer_run(trainer, 1500, &error));
            parameters(&s, trainer, numbers_of[one_by_one]);
            cg_trainer_destroy(trainer);
            fixture_finish(&s.f);
        }
        assert_memory_equal(numbers_of[0], numbers_of[1], 13 * sizeof(double));
    }
}

/* A runner that counts what it is asked for. */
struct counting {
    struct plan_runner runner, *inner;
    size_t updates;
};

static void count_updates(struct plan_runner *runner, const struct plan_updates *updates)
{
    struct counting *counting = (struct counting *)runner;
    counting->updates += updates->count;
    counting->inner->run(counting->inner, updates);
}

/* Going back costs at most the updates from one checkpoint to the next, and so does going on to
 * where training was before. */
static void rewinding_is_cheap(void **state)
{
    (void)state;
    enum { LAST = 20000 };
    struct school s;
    struct cg_error error;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    struct cg_trainer *trainer = begin(&s);
    struct counting counting = {.runner = {count_updates, NULL}, .inner = trainer->batch.runner};
    trainer->batch.runner = &counting.runner;
    assert_true(cg_trainer_run(trainer, LAST, &error));
    assert_int_equal(counting.updates, LAST);
    size_t interval = trainer->checkpoints.interval;
    assert_true(interval < LAST / 100);
    static const size_t places[] = {19999, 0, 12345, 12346, 1, 19000, 20000};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        counting.updates = 0;
        assert_true(cg_trainer_seek(trainer, places[i], &error));
        if (counting.updates >= interval)
            fail_msg("to %zu: %zu updates", places[i], counting.updates);
    }
    assert_true(cg_trainer_seek(trainer, 0, &error));
    counting.updates = 0;
    assert_true(cg_trainer_seek(trainer, LAST + 500, &error)); /* where it never was */
    assert_true(counting.updates < 500 + interval);
    trainer->batch.runner = counting.inner;
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

/* What is kept where there is room for an odd number of states: those at multiples of the interval,
 * and the last of them is found. */
static void checkpoints_thin_out(void **state)
{
    (void)state;
    enum { BYTES = 11000000 };
    struct checkpoints c;
    size_t at;
    checkpoints_init(&c, BYTES);
    assert_int_equal(c.most, 3);
    char *made = calloc(1, BYTES);
    size_t first = c.interval;
    for (size_t update = 0; update <= 20 * first; update++) {
        memcpy(made, &update, sizeof update);
        checkpoints_keep(&c, update, made);
        const void *kept = checkpoints_before(&c, update, &at);
        assert_true(at <= update && update - at < c.interval && at % c.interval == 0);
        assert_memory_equal(kept, &at, sizeof at);
    }
    assert_true(c.interval > first && c.interval <= 16 * first);
    free(made);
    checkpoints_finish(&c);
}

/* Where all rows are too many, the first are shown; looking at these and at all, back and forth,
 * shows the parameters of the update that training stands at. */
static void the_first_rows_are_shown(void **state)
{
    (void)state;
    struct school s;
    struct cg_error error;
    school_init(&s, "X : 20000 x 50; W : 50 x 321; J = mean((X @ W)^2)", "W", "X");
    s.options.batch = 16;
    struct cg_trainer *trainer = begin(&s);
    assert_int_equal(cg_env_get(cg_trainer_shown(trainer), s.rows[0])->rows, 64);
    assert_int_equal(cg_env_get(cg_trainer_env(trainer), s.rows[0])->rows, 20000);
    size_t interval = trainer->checkpoints.interval;
    double before = numbers(trainer, s.params[0])[0];
    assert_true(cg_trainer_run(trainer, interval, &error));
    double after = numbers(trainer, s.params[0])[0];
    assert_true(after != before);
    assert_true(cg_trainer_seek(trainer, 0, &error));
    assert_true(cg_env_get(cg_trainer_shown(trainer), s.params[0])->data[0] == before);
    assert_true(cg_trainer_seek(trainer, interval, &error));
    assert_true(numbers(trainer, s.params[0])[0] == after);
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

/* malloc and its kin, counted: the linker puts these in their place (tests/meson.build). */
static size_t allocations;
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    allocations++;
    return __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    allocations++;
    return __real_aligned_alloc(alignment, size);
}

static void updates_allocate_nothing(void **state)
{
    (void)state;
    struct school s;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    for (size_t batch = 0; batch <= 3; batch++)
        for (size_t threads = 1; threads <= 2; threads++)
            for (int optimizer = CG_SGD; optimizer <= CG_ADAM; optimizer++) {
                struct cg_error error;
                s.options.optimizer = (enum cg_optimizer)optimizer;
                s.options.batch = batch;
                s.options.threads = threads;
                s.options.rate = 0.1;
                struct cg_trainer *trainer = begin(&s);
                size_t before = allocations;
                assert_true(before > 0);
                assert_true(cg_trainer_run(trainer, 10000, &error));
                assert_true(cg_trainer_seek(trainer, 4567, &error));
                assert_int_equal(allocations, before);
                cg_trainer_destroy(trainer);
            }
    fixture_finish(&s.f);
}

/* More losses than there is room for: every other one goes. What is left is that of its epoch. */
static void losses_thin_out(void **state)
{
    (void)state;
    struct school s;
    struct cg_error error;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    for (size_t batch = 0; batch <= 2; batch += 2) {
        s.options.batch = batch;
        size_t per_epoch = batch ? 2 : 1, count, every;
        struct cg_trainer *trainer = begin(&s);
        assert_true(cg_trainer_run(trainer, 20000 * per_epoch, &error));
        const double *losses = cg_trainer_losses(trainer, &count, &every);
        assert_int_equal(every, 8);
        assert_int_equal(count, 2501);
        for (size_t i = 0; i < count; i += 417) {
            double noted = losses[i];
            assert_true(cg_trainer_seek(trainer, i * every * per_epoch, &error));
            assert_true(fabs(cg_trainer_loss(trainer) - noted) < 1e-12);
        }
        cg_trainer_destroy(trainer);
    }
    fixture_finish(&s.f);
}

/* Single precision follows double precision as far as it can. */
static void single_precision(void **state)
{
    (void)state;
    struct school s;
    struct cg_error error;
    school_init(&s, xor_model, "W1 B1 W2 B2", "X T");
    for (size_t batch = 0; batch <= 3; batch++) {
        double both[16], single[16];
        s.options.batch = batch;
        for (int precision = CG_F64; precision <= CG_F32; precision++) {
            s.options.precision = (enum cg_precision)precision;
            struct cg_trainer *trainer = begin(&s);
            assert_true(cg_trainer_run(trainer, 60, &error));
            parameters(&s, trainer, precision == CG_F32 ? single : both);
            cg_trainer_destroy(trainer);
        }
        assert_memory_not_equal(both, single, sizeof(double));
        for (size_t i = 0; i < 13; i++)
            assert_true(fabs(both[i] - single[i]) < 1e-4);
    }
    fixture_finish(&s.f);
}

/* Larger than what threads leave to one of them. */
static void threads_change_no_bit(void **state)
{
    (void)state;
    static double numbers_of[3][64 * 48 + 48 + 48 * 8 + 8];
    for (size_t threads = 1; threads <= 3; threads++) {
        struct school s;
        struct cg_error error;
        school_init(&s,
                    "dims n = 96, x = 64, h = 48, y = 8; X : n x x; T : n x y = uniform(0, 1)\n"
                    "W1 : x x h = normal(0, 0.1); B1 : 1 x h; W2 : h x y = normal(0, 0.1)\n"
                    "B2 : 1 x y; H = tanh(X @ W1 + B1); P = softmax(H @ W2 + B2)\n"
                    "J = -sum(T * log(P)) / n",
                    "W1 B1 W2 B2", "X T");
        s.options.batch = 40;
        s.options.rate = 0.1;
        s.options.threads = threads;
        struct cg_trainer *trainer = begin(&s);
        assert_true(cg_trainer_run(trainer, 20, &error));
        parameters(&s, trainer, numbers_of[threads - 1]);
        cg_trainer_destroy(trainer);
        fixture_finish(&s.f);
    }
    assert_memory_equal(numbers_of[0], numbers_of[1], sizeof numbers_of[0]);
    assert_memory_equal(numbers_of[0], numbers_of[2], sizeof numbers_of[0]);
}

static void divergence_is_named(void **state)
{
    (void)state;
    struct school s;
    struct cg_error error = {0};
    school_init(&s, "X : 2 x 1 = [[1], [2]]; w : 1 x 1 = [1]; J = sum((X @ w) ^ 4)", "w", "X");
    s.options.rate = 10;
    struct cg_trainer *trainer = begin(&s);
    bool going = true;
    for (int i = 0; i < 100 && going; i++)
        going = cg_trainer_update(trainer, &error);
    assert_false(going);
    assert_non_null(strstr(error.text, "diverged in epoch"));
    assert_non_null(strstr(error.text, "try a smaller rate, such as a tenth of it, 1"));
    size_t at = cg_trainer_updates(trainer);
    assert_true(isfinite(numbers(trainer, s.params[0])[0]));
    assert_false(cg_trainer_update(trainer, &error));
    assert_int_equal(cg_trainer_updates(trainer), at);
    assert_true(cg_trainer_seek(trainer, 0, &error));
    assert_false(cg_trainer_run(trainer, 5000, &error)); /* in a chunk, the same is found */
    assert_int_equal(cg_trainer_updates(trainer), at);
    assert_true(cg_trainer_seek(trainer, 1, &error));
    assert_true(isfinite(cg_trainer_loss(trainer)));
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

/* The last update leads to no number, and no loss comes after it that would tell. */
static void the_last_update_may_diverge(void **state)
{
    (void)state;
    struct school s;
    struct cg_error error = {0};
    school_init(&s, "w : 1 x 2 = [10, 1]; J = sum(w ^ 2)", "w", "");
    s.options.rate = 1e307;
    struct cg_trainer *trainer = begin(&s);
    assert_false(cg_trainer_run(trainer, 1, &error));
    assert_non_null(strstr(error.text, "diverged in epoch 1: dJ/dw is not a finite number"));
    assert_int_equal(cg_trainer_updates(trainer), 0);
    assert_true(numbers(trainer, s.params[0])[0] == 10);
    cg_trainer_destroy(trainer);
    fixture_finish(&s.f);
}

static void refuses_what_cannot_train(void **state)
{
    (void)state;
    const struct {
        const char *params, *rows;
        size_t batch;
        const char *text;
    } cases[] = {
        {"H", "X T", 0, "H is a definition"},
        {"W1", "X W2", 0, "W2 doesn't have the rows of the other data"},
        {"W1", "X", 2, "T has an axis along the rows of the data"},
        {"W1", "", 2, "J has no rows to cut into batches"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct school s;
        struct cg_error error;
        school_init(&s, xor_model, cases[i].params, cases[i].rows);
        s.options.batch = cases[i].batch;
        assert_null(cg_trainer_create(&s.book, &s.options, &error));
        if (!strstr(error.text, cases[i].text))
            fail_msg("%s", error.text);
        fixture_finish(&s.f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xor_as_by_hand),
        cmocka_unit_test(batches_as_by_hand),
        cmocka_unit_test(gradient_is_the_forward_gradient),
        cmocka_unit_test(same_seed_same_bits),
        cmocka_unit_test(optimisers_by_hand),
        cmocka_unit_test(batches_cover_each_epoch),
        cmocka_unit_test(rewinding_is_exact),
        cmocka_unit_test(losses_of_batches),
        cmocka_unit_test(strokes_are_single_updates),
        cmocka_unit_test(rewinding_is_cheap),
        cmocka_unit_test(checkpoints_thin_out),
        cmocka_unit_test(the_first_rows_are_shown),
        cmocka_unit_test(updates_allocate_nothing),
        cmocka_unit_test(losses_thin_out),
        cmocka_unit_test(single_precision),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(divergence_is_named),
        cmocka_unit_test(the_last_update_may_diverge),
        cmocka_unit_test(refuses_what_cannot_train),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
