/* The kernels of every instruction set that this processor has, in both precisions, against the
 * plain loops of the reference in doubles. */
#include "../test.h"

#include "engine/reference.h"
#include "engine/run_prepare.h"

#include <chalkgrad/prng.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BUFFERS = 12, MOST_CODE = 10 };

/* A plan of one operation, and its memory: exactly as large as a plan's is. */
struct bench {
    struct plan plan;
    struct plan_buffer buffers[MOST_BUFFERS];
    struct plan_op op;
    enum cg_precision precision;
    double *before, *should; /* the work space: as it is given, as the reference leaves it */
    void *memory;            /* the same in the kernels' reals, as they leave it */
    double scalars[PLAN_SCALAR_COUNT];
    double scores; /* numbers lie between this and minus this; 0: 1 */
    struct cg_prng prng;
};

static size_t below(struct bench *bench, size_t n)
{
    return (size_t)(cg_prng_next(&bench->prng) % n);
}

static double uniform(struct bench *bench)
{
    return (double)(cg_prng_next(&bench->prng) >> 11) * 0x1p-53 * 2 - 1;
}

static void begin(struct bench *bench, enum cg_precision precision, uint64_t seed)
{
    *bench = (struct bench){.precision = precision, .scalars = {0.25, 1.75, -0.375}};
    bench->plan = (struct plan){.buffers = bench->buffers, .ops = &bench->op, .n_ops = 1};
    cg_prng_seed(&bench->prng, seed);
}

static size_t add_buffer(struct bench *bench, size_t rows, size_t cols)
{
    struct plan *plan = &bench->plan;
    bench->buffers[plan->n_buffers] = (struct plan_buffer){
        .space = PLAN_WORK, .offset = plan->work_size, .rows = rows, .cols = cols};
    plan->work_size += (rows * cols + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN;
    return plan->n_buffers++;
}

/* A view of rows x cols: as it is, or of a transposed buffer, or inside a larger one. */
static struct plan_view matrix(struct bench *bench, size_t rows, size_t cols, bool turned,
                               bool inside)
{
    size_t border = inside ? 1 + below(bench, 3) : 0;
    size_t across = (turned ? rows : cols) + 2 * border, down = (turned ? cols : rows) + border;
    struct plan_view view = {.buffer = add_buffer(bench, down, across),
                             .offset = inside ? across + border : 0,
                             .row = turned ? 1 : across,
                             .col = turned ? across : 1};
    if (inside)
        view.offset = border; /* the last rows stay free */
    return view;
}

static size_t real_size(const struct bench *bench)
{
    return bench->precision == CG_F32 ? sizeof(float) : sizeof(double);
}

static double real_at(const struct bench *bench, size_t i)
{
    return bench->precision == CG_F32 ? (double)((float *)bench->memory)[i]
                                      : ((double *)bench->memory)[i];
}

/* Fresh numbers that the precision has, and what the reference makes of them. */
static void fill(struct bench *bench)
{
    size_t n = bench->plan.work_size;
    bench->before = calloc(n, sizeof(double));
    bench->should = calloc(n, sizeof(double));
    bench->memory = aligned_alloc(64, n * real_size(bench));
    for (size_t i = 0; i < n; i++) {
        double x = uniform(bench) * (bench->scores > 0 ? bench->scores : 1);
        bench->before[i] = bench->should[i] = bench->precision == CG_F32 ? (float)x : x;
    }
    struct plan_runner *runner = plan_reference_create(&bench->plan, CG_F64);
    runner->run(runner, &(struct plan_updates){
                            .work = bench->should, .scalars = &bench->scalars, .count = 1});
    runner->destroy(runner);
}

/* The operation by its kernel, in `parts` parts one after another. */
static void run(struct bench *bench, const struct kernels *kernels, size_t parts)
{
    struct cg_arena arena;
    struct run_op op = {0};
    cg_arena_init(&arena);
    for (size_t i = 0; i < bench->plan.work_size; i++)
        if (bench->precision == CG_F32)
            ((float *)bench->memory)[i] = (float)bench->before[i];
        else
            ((double *)bench->memory)[i] = bench->before[i];
    run_prepare(&arena, &op, &bench->plan, 0, kernels, SIZE_MAX);
    if (op.parts == 1)
        parts = 1;
    size_t bytes = run_scratch(&op, kernels);
    void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64);
    memset(scratch, 0xff, bytes); /* NaN */
    char scalars[PLAN_SCALAR_COUNT][KERNEL_CHUNK_BYTES] __attribute__((aligned(64)));
    for (size_t i = 0; i < PLAN_SCALAR_COUNT; i++)
        kernel_repeat(scalars[i], KERNEL_CHUNK_BYTES, kernels->real_size, bench->scalars[i]);
    for (size_t part = 0; part < parts; part++) {
        struct kernel_memory memory = {.space = {NULL, bench->memory},
                                       .scratch = scratch,
                                       .scalars = scalars,
                                       .rate = bench->scalars[PLAN_RATE],
                                       .part = part,
                                       .parts = parts};
        if (op.kind == PLAN_PRODUCT)
            kernels->product(&op.u.product, &memory);
        else if (op.kind == PLAN_MAP)
            kernels->map(&op.u.map, &memory);
        else
            kernels->softmax(&op.u.softmax, &memory);
    }
    free(scratch);
    cg_arena_finish(&arena);
}

/* Everything in the work space, also what the operation had no business to touch. */
static void compare(const struct bench *bench, const struct kernels *kernels, double tolerance)
{
    for (size_t b = 0; b < bench->plan.n_buffers; b++) {
        const struct plan_buffer *buffer = &bench->buffers[b];
        for (size_t i = 0; i < buffer->rows * buffer->cols; i++) {
            double is = real_at(bench, buffer->offset + i),
                   should = bench->should[buffer->offset + i];
            if (!(fabs(is - should) <= tolerance * (1 + fabs(should))) &&
                !(isnan(is) && isnan(should))) {
                printf("# %s: buffer %zu (%zu x %zu), entry %zu: %g, should be %g\n", kernels->name,
                       b, buffer->rows, buffer->cols, i, is, should);
                fail();
            }
        }
    }
}

/* The operation as it is now by all kernels; `units` grow with what it adds up. */
static void check(struct bench *bench, size_t parts, double units)
{
    double tolerance = (bench->precision == CG_F32 ? 1e-6 : 2e-15) * units;
    const struct kernels *kernels;
    fill(bench);
    for (size_t i = 0; (kernels = kernels_available(bench->precision, i)); i++) {
        run(bench, kernels, parts);
        compare(bench, kernels, tolerance);
    }
    free(bench->before);
    free(bench->should);
    free(bench->memory);
}

/* `kind`: bits for a, b, out transposed, and for views inside larger buffers; then the mode */
static void check_product(enum cg_precision precision, size_t rows, size_t inner, size_t cols,
                          size_t kind, size_t parts)
{
    struct bench bench;
    begin(&bench, precision, rows * 1000003 + inner * 1009 + cols * 31 + kind);
    bench.op = (struct plan_op){.kind = PLAN_PRODUCT};
    struct plan_product *op = &bench.op.u.product;
    *op = (struct plan_product){
        .rows = rows, .inner = inner, .cols = cols, .mode = kind & 16 ? PLAN_DESCEND : PLAN_SET};
    op->a = matrix(&bench, rows, inner, kind & 1, kind & 8);
    op->b = matrix(&bench, inner, cols, kind & 2, kind & 8);
    op->out = matrix(&bench, rows, cols, kind & 4, kind & 8);
    check(&bench, parts, 8 + (double)inner);
}

static void small_products_of(enum cg_precision precision)
{
    size_t kind = 0;
    for (size_t rows = 1; rows <= 20; rows++)
        for (size_t inner = 1; inner <= 20; inner++)
            for (size_t cols = 1; cols <= 20; cols++)
                check_product(precision, rows, inner, cols, kind++ * 7 % 32, 1);
    for (kind = 0; kind < 32; kind++)
        for (size_t n = 1; n <= 5; n++)
            check_product(precision, n, 4, 6 - n, kind, 1);
}

static void small_products(void **state)
{
    (void)state;
    small_products_of(CG_F64);
    small_products_of(CG_F32);
}

static void large_products_of(enum cg_precision precision)
{
    static const size_t shapes[][3] = {{64, 784, 128}, {64, 128, 10}, {64, 10, 128}, {784, 64, 128},
                                       {128, 64, 10},  {1, 300, 300}, {300, 300, 1}, {300, 1, 300},
                                       {33, 2100, 35}, {3, 5000, 2},  {100, 7, 67},  {29, 57, 131}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (size_t kind = i % 7; kind < 32; kind += 7)
            check_product(precision, shapes[i][0], shapes[i][1], shapes[i][2], kind, 1 + kind % 3);
}

static void large_products(void **state)
{
    (void)state;
    large_products_of(CG_F64);
    large_products_of(CG_F32);
}

/* An input: whole, turned, inside, one row for all, one column for all, one number for all */
static struct plan_view input_of(struct bench *bench, size_t rows, size_t cols)
{
    size_t kind = below(bench, 8);
    struct plan_view view = matrix(bench, kind == 3 || kind == 5 ? 1 : rows,
                                   kind == 4 || kind == 5 ? 1 : cols, kind == 1, kind == 2);
    if (kind == 3 || kind == 5)
        view.row = 0;
    if (kind == 4 || kind == 5)
        view.col = 0;
    return view;
}

/* What keeps numbers within reach: no overflow, nothing near a jump (those two get inputs). */
static const enum plan_code tame[] = {
    PLAN_PLUS, PLAN_MINUS, PLAN_TIMES,   PLAN_NEGATE, PLAN_SQUARE, PLAN_EXP,    PLAN_SIN,
    PLAN_COS,  PLAN_TANH,  PLAN_SIGMOID, PLAN_RELU,   PLAN_ABS,    PLAN_NUMBER, PLAN_SOFTPLUS,
    PLAN_SQRT, PLAN_LOG,   PLAN_POWER,   PLAN_OVER,   PLAN_SCALAR, PLAN_STEP,   PLAN_SIGN};

/* Registers 0 .. n of random code; arguments that need to be tame go through a sigmoid first. */
static size_t random_code(struct bench *bench, struct plan_instr *code, size_t n_inputs)
{
    size_t n = 0, wanted = 1 + below(bench, MOST_CODE - 4);
    while (n < wanted) {
        struct plan_instr *instr = &code[n];
        *instr = (struct plan_instr){.code = tame[below(bench, sizeof tame / sizeof *tame)],
                                     .number = uniform(bench)};
        size_t before = n_inputs + n;
        instr->a = below(bench, before);
        instr->b = below(bench, before);
        bool wild = instr->code == PLAN_LOG || instr->code == PLAN_SQRT ||
                    instr->code == PLAN_POWER || instr->code == PLAN_OVER ||
                    instr->code == PLAN_EXP;
        if (instr->code == PLAN_STEP || instr->code == PLAN_SIGN)
            instr->a = below(bench, n_inputs);
        if (instr->code == PLAN_SCALAR)
            instr->number = (double)below(bench, PLAN_SCALAR_COUNT);
        n++;
        if (wild) { /* of numbers in (0, 1) */
            code[n] = *instr;
            code[n].a = code[n].b = before;
            instr->code = PLAN_SIGMOID;
            n++;
        }
    }
    return n;
}

static struct plan_store store_of(struct bench *bench, size_t rows, size_t cols, size_t regs)
{
    struct plan_store store = {.reduce = (enum plan_reduce)below(bench, 4),
                               .reg = regs - 1 - below(bench, regs < 3 ? regs : 3),
                               .scale = 1};
    bool one_row = store.reduce == PLAN_SUM_ROWS || store.reduce == PLAN_SUM_ALL;
    bool one_col = store.reduce == PLAN_SUM_COLS || store.reduce == PLAN_SUM_ALL;
    size_t kind = below(bench, 6);
    store.out = matrix(bench, one_row ? 1 : rows, one_col ? 1 : cols, kind == 0, kind == 1);
    if (store.reduce != PLAN_KEEP) {
        store.scale = 0.5;
        store.mode = below(bench, 2) ? PLAN_SET : PLAN_DESCEND;
    }
    return store;
}

static void check_map(enum cg_precision precision, size_t rows, size_t cols, uint64_t seed,
                      size_t parts)
{
    struct bench bench;
    struct plan_view inputs[4];
    struct plan_instr code[MOST_CODE];
    struct plan_store stores[3];
    begin(&bench, precision, seed * 7919 + rows * 101 + cols);
    size_t n_inputs = 1 + below(&bench, 4), n_stores = 1 + below(&bench, 3);
    for (size_t i = 0; i < n_inputs; i++)
        inputs[i] = input_of(&bench, rows, cols);
    size_t n_code = random_code(&bench, code, n_inputs);
    for (size_t i = 0; i < n_stores; i++)
        stores[i] = store_of(&bench, rows, cols, n_inputs + n_code);
    bench.op = (struct plan_op){.kind = PLAN_MAP,
                                .u.map = {.rows = rows,
                                          .cols = cols,
                                          .inputs = inputs,
                                          .code = code,
                                          .stores = stores,
                                          .n_inputs = n_inputs,
                                          .n_code = n_code,
                                          .n_stores = n_stores}};
    check(&bench, parts, 16 * (8 + (double)(rows * cols)));
}

/* The total of many numbers in f32 is kept in doubles: it has an error of one rounding. */
static void long_totals(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, CG_F32, 1);
    struct plan_view input = matrix(&bench, 9000, 300, false, false);
    struct plan_instr square = {.code = PLAN_SQUARE};
    struct plan_store store = {.reg = 1, .reduce = PLAN_SUM_ALL, .scale = 1};
    store.out = matrix(&bench, 1, 1, false, false);
    bench.op =
        (struct plan_op){.kind = PLAN_MAP, .u.map = {9000, 300, &input, &square, &store, 1, 1, 1}};
    check(&bench, 1, 0.1);
}

static void maps_of(enum cg_precision precision)
{
    for (size_t rows = 1; rows <= 20; rows++)
        for (size_t cols = 1; cols <= 20; cols++)
            check_map(precision, rows, cols, 1, 1);
    for (uint64_t seed = 0; seed < 20; seed++) /* many of one vector */
        for (size_t rows = 1; rows <= 4; rows++)
            for (size_t cols = 1; cols <= 4; cols++)
                check_map(precision, rows, cols, seed * 131 + 7, 1);
    for (uint64_t seed = 2; seed < 200; seed++) {
        size_t rows = 1 + (size_t)(seed * 37 % 70), cols = 1 + (size_t)(seed * 91 % 300);
        check_map(precision, seed % 5 ? rows : 1, seed % 7 ? cols : 1, seed, 1);
    }
    for (uint64_t seed = 0; seed < 12; seed++)
        check_map(precision, 200, 300, seed, 1 + seed % 4);
}

static void maps(void **state)
{
    (void)state;
    maps_of(CG_F64);
    maps_of(CG_F32);
}

/* w -= rate g, where w stands; and b -= rate (sum of what is read with b) */
static void updates_in_place_of(enum cg_precision precision)
{
    for (size_t rows = 1; rows < 30; rows += 4)
        for (size_t cols = 1; cols < 200; cols += 13) {
            struct bench bench;
            begin(&bench, precision, rows * 211 + cols);
            size_t w = add_buffer(&bench, rows, cols), g = add_buffer(&bench, rows, cols),
                   b = add_buffer(&bench, 1, cols);
            struct plan_view inputs[] = {{.buffer = w, .row = cols, .col = 1},
                                         {.buffer = g, .row = cols, .col = 1},
                                         {.buffer = b, .row = 0, .col = 1}};
            struct plan_instr code[] = {{.code = PLAN_NUMBER, .number = 0.125},
                                        {.code = PLAN_TIMES, .a = 1, .b = 3},
                                        {.code = PLAN_MINUS, .a = 0, .b = 4},
                                        {.code = PLAN_TIMES, .a = 2, .b = 1}};
            struct plan_store stores[] = {
                {.reg = 5, .out = inputs[0], .scale = 1},
                {.reg = 6, .out = inputs[2], .reduce = PLAN_SUM_ROWS, .scale = 1, .mode = 1}};
            bench.op = (struct plan_op){.kind = PLAN_MAP,
                                        .u.map = {rows, cols, inputs, code, stores, 3, 4, 2}};
            check(&bench, 2, 8 + (double)rows);
        }
}

static void updates_in_place(void **state)
{
    (void)state;
    updates_in_place_of(CG_F64);
    updates_in_place_of(CG_F32);
}

static void softmaxes_of(enum cg_precision precision)
{
    for (size_t rows = 1; rows < 6; rows++)
        for (size_t cols = 1; cols < 70; cols++) {
            struct bench bench;
            begin(&bench, precision, rows * 211 + cols);
            bench.op =
                (struct plan_op){.kind = PLAN_SOFTMAX, .u.softmax = {.rows = rows, .cols = cols}};
            bench.op.u.softmax.a = matrix(&bench, rows, cols, cols % 3 == 0, cols % 5 == 0);
            bench.op.u.softmax.out = matrix(&bench, rows, cols, cols % 4 == 0, false);
            check(&bench, 1, 8 + (double)cols);
        }
}

/* Scores whose exp would be infinite, or 0 for all. */
static void softmaxes_of_large_scores_of(enum cg_precision precision)
{
    for (size_t cols = 1; cols < 40; cols++) {
        struct bench bench;
        begin(&bench, precision, cols);
        bench.scores = 2000;
        bench.op = (struct plan_op){.kind = PLAN_SOFTMAX, .u.softmax = {.rows = 3, .cols = cols}};
        bench.op.u.softmax.a = matrix(&bench, 3, cols, false, false);
        bench.op.u.softmax.out = matrix(&bench, 3, cols, false, false);
        check(&bench, 1, 8 + (double)cols);
    }
}

static void softmaxes(void **state)
{
    (void)state;
    softmaxes_of(CG_F64);
    softmaxes_of(CG_F32);
    softmaxes_of_large_scores_of(CG_F64);
    softmaxes_of_large_scores_of(CG_F32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_products),
        cmocka_unit_test(large_products),
        cmocka_unit_test(maps),
        cmocka_unit_test(long_totals),
        cmocka_unit_test(updates_in_place),
        cmocka_unit_test(softmaxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
