/* Emitted C against the reference execution of plans: many plans compiled at once, for both ways
 * of writing them (matrices in vectors, loops over memory); then native runners, and compilers that
 * fail. */
#include "fixture.h"
#include "random_model.h"

#include "engine/emit.h"
#include "engine/native.h"
#include "engine/reference.h"

#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PARAMS = 8, UPDATES = 6 };

typedef void updates_function(void *state, void *work, const void *const *data, const size_t *order,
                              const double (*scalars)[PLAN_SCALAR_COUNT], double *losses,
                              size_t count, void *scratch);

/* A model with its plan, and the memory of two runs of it. */
struct trial {
    struct fixture f;
    struct cg_book book;
    const struct cg_value *params[MOST_PARAMS], *rows[2];
    struct cg_train_options options;
    const struct plan *plan;
    enum cg_precision precision;
    size_t batch; /* 0: all rows, in work */
    size_t scratch;
    char *state[2], *work[2];
    double losses[2][UPDATES];
};

static size_t real_size(const struct trial *t)
{
    return t->precision == CG_F32 ? sizeof(float) : sizeof(double);
}

static void write_real(const struct trial *t, char *memory, size_t at, double number)
{
    if (t->precision == CG_F32)
        ((float *)memory)[at] = (float)number;
    else
        ((double *)memory)[at] = number;
}

static double read_real(const struct trial *t, const char *memory, size_t at)
{
    return t->precision == CG_F32 ? (double)((const float *)memory)[at]
                                  : ((const double *)memory)[at];
}

static void fill(struct trial *t, char *state, char *work)
{
    memset(work, 0xff, t->plan->work_size * real_size(t)); /* NaN: nothing may be taken for 0 */
    for (size_t i = 0; i < t->plan->n_buffers; i++) {
        const struct plan_buffer *b = &t->plan->buffers[i];
        bool given = b->role == PLAN_PARAM || b->role == PLAN_ROWS || b->role == PLAN_INPUT;
        const double *from = given ? cg_env_get(&t->f.env, b->value)->data : NULL;
        for (size_t k = 0; k < b->rows * b->cols && b->role != PLAN_TEMP; k++)
            write_real(t, b->space == PLAN_STATE ? state : work, b->offset + k,
                       given                 ? from[k]
                       : b->role == PLAN_EYE ? k % (b->cols + 1) == 0
                                             : 0);
    }
}

/* Every input with a gradient in matrix form is trained; X and T, where there are batches, are
 * data. False: there is nothing to train. */
static bool trial_init(struct trial *t, const char *text, uint64_t seed, int optimizer,
                       enum cg_precision precision, size_t batch)
{
    struct cg_error error;
    *t = (struct trial){.precision = precision, .batch = batch};
    fixture_init(&t->f, text, seed);
    cg_book_init(&t->book, &t->f.model, &t->f.arena);
    t->options = (struct cg_train_options){.params = t->params,
                                           .rows = t->rows,
                                           .loss = value(&t->f, "J"),
                                           .rate = 0.01,
                                           .epochs = 10,
                                           .batch = batch,
                                           .optimizer = (enum cg_optimizer)optimizer};
    t->options.constants.epsilon = 0.1;
    for (size_t id = 0; id < t->f.model.n_values && t->options.n_params < MOST_PARAMS; id++) {
        const struct cg_value *v = t->f.model.values[id];
        if (batch && (!strcmp(v->name, "X") || !strcmp(v->name, "T"))) {
            t->rows[t->options.n_rows++] = v;
            continue;
        }
        if (v->kind != CG_VALUE_INPUT || v == t->options.loss)
            continue;
        const struct cg_derivation *d =
            cg_derive(&t->book, t->options.loss, v, NULL, NULL, v->place, &error);
        if (d && d->matrix_form)
            t->params[t->options.n_params++] = v;
    }
    if (!t->options.n_params) {
        fixture_finish(&t->f);
        return false;
    }
    t->plan = plan_compile(&t->f.arena, &t->book, &t->options, batch ? batch : 1, true, &error);
    if (!t->plan)
        fail_msg("%s in\n%s", error.text, text);
    for (int i = 0; i < 2; i++) {
        t->state[i] = calloc(t->plan->state_size + PLAN_ALIGN, real_size(t));
        t->work[i] = calloc(t->plan->work_size + PLAN_ALIGN, real_size(t));
        fill(t, t->state[i], t->work[i]);
    }
    return true;
}

static void trial_finish(struct trial *t)
{
    for (int i = 0; i < 2; i++) {
        free(t->state[i]);
        free(t->work[i]);
    }
    fixture_finish(&t->f);
}

/* Runs updates [from, to) on the memory of run `which`: by the function, else by the runner. */
static void run(struct trial *t, int which, size_t from, size_t to, double rate,
                updates_function *function, struct plan_runner *runner)
{
    double scalars[UPDATES][PLAN_SCALAR_COUNT];
    size_t order[UPDATES * 64], rows = 1;
    const void *data[2] = {0};
    char *copies[2] = {0};
    for (size_t i = 0; i < t->options.n_rows; i++) {
        const struct cg_matrix *m = cg_env_get(&t->f.env, t->rows[i]);
        rows = m->rows;
        copies[i] = calloc(m->rows * m->cols, real_size(t));
        for (size_t k = 0; k < m->rows * m->cols; k++)
            write_real(t, copies[i], k, m->data[k]);
        data[i] = copies[i];
    }
    for (size_t u = from; u < to; u++) {
        double k = (double)(u + 1);
        scalars[u][PLAN_RATE] = rate / k;
        scalars[u][PLAN_FIRST_BIAS] = 1 / (1 - pow(0.9, k));
        scalars[u][PLAN_SECOND_BIAS] = 1 / (1 - pow(0.999, k));
        for (size_t i = 0; i < t->batch; i++)
            order[u * t->batch + i] = (u * 7 + i * 3) % rows;
    }
    struct plan_updates updates = {t->state[which],
                                   t->work[which],
                                   t->batch ? data : NULL,
                                   order + from * t->batch,
                                   (const double(*)[PLAN_SCALAR_COUNT])scalars + from,
                                   t->losses[which] + from,
                                   to - from};
    if (runner) {
        runner->run(runner, &updates);
    } else {
        double *scratch = calloc(t->scratch + 1, sizeof *scratch);
        function(updates.state, updates.work, updates.data, updates.order, updates.scalars,
                 updates.losses, updates.count, scratch);
        free(scratch);
    }
    free(copies[0]), free(copies[1]);
}

/* How many units in the last place of `scale` lie between two numbers. */
static double ulps(const struct trial *t, double a, double b, double scale)
{
    double unit = t->precision == CG_F32 ? 0x1p-23 : 0x1p-52;
    return a == b ? 0 : fabs(a - b) / (unit * ldexp(1, ilogb(scale)));
}

/* In units of the last place of the largest number of a parameter (or of what an optimiser keeps
 * for it, which is a gradient at first), and of J or 1: a number that is left where larger ones
 * cancel has no more. */
static void compare(const struct trial *t, size_t updates, double most_ulps, const char *text)
{
    for (size_t u = 0; u < updates; u++) {
        double want = t->losses[0][u], got = t->losses[1][u];
        if (!(ulps(t, got, want, fmax(1, fabs(want))) <= most_ulps))
            fail_msg("J in update %zu: %.17g, not %.17g in\n%s", u, got, want, text);
    }
    for (size_t i = 0; i < t->plan->n_buffers; i++) {
        const struct plan_buffer *b = &t->plan->buffers[i];
        size_t count = b->space == PLAN_STATE ? b->rows * b->cols : 0;
        double most = 0;
        for (size_t k = 0; k < count; k++)
            most = fmax(most, fabs(read_real(t, t->state[0], b->offset + k)));
        for (size_t k = 0; k < count; k++) {
            double want = read_real(t, t->state[0], b->offset + k);
            double got = read_real(t, t->state[1], b->offset + k);
            if (!(ulps(t, got, want, most) <= most_ulps))
                fail_msg("%s [%zu]: %.17g, not %.17g (%.1f ulps) in\n%s", b->name, k, got, want,
                         ulps(t, got, want, most), text);
        }
    }
}

/* One update with the whole gradient, where its every error shows. Measured here with f64: at most
 * 8 ulps of a parameter, 15 of what is kept for it, 19 of J; with f32 66, 23 and 8, as the
 * reference adds up in doubles what the code adds in f32. Then from the beginning some updates with
 * a hundredth of it, as in training: each adds its own roundings and what the slopes make of those
 * before. Measured were 1, 7 and 19, and 49, 5 and 245. */
static void hold_against_reference(struct trial *t, updates_function *function,
                                   struct plan_runner *runner, const char *text)
{
    const double most_ulps = t->precision == CG_F32 ? 128 : 24;
    struct plan_runner *reference = plan_reference_create(t->plan, t->precision);
    run(t, 0, 0, 1, 1, NULL, reference);
    run(t, 1, 0, 1, 1, function, runner);
    compare(t, 1, most_ulps, text);
    for (int i = 0; i < 2; i++)
        fill(t, t->state[i], t->work[i]);
    run(t, 0, 0, UPDATES, 0.01, NULL, reference);
    run(t, 1, 0, UPDATES, 0.01, function, runner);
    compare(t, UPDATES, 4 * most_ulps, text);
    reference->destroy(reference);
}

/* ---- many at once ---- */

static const char *const shapes[] = {
    "X : 4 x 2; T : 4 x 1; W1 : 2 x 3; B1 : 1 x 3; W2 : 3 x 1; B2 : 1 x 1\n"
    "Z1 = X @ W1 + B1; H = sigmoid(Z1); Z2 = H @ W2 + B2; Y = sigmoid(Z2)\n"
    "J = 1/2 * sum((Y - T)^2)",
    "X : 9 x 2; T : 9 x 1; W1 : 2 x 8; B1 : 1 x 8; W2 : 8 x 1; B2 : 1 x 1\n"
    "Y = tanh(tanh(X @ W1 + B1) @ W2 + B2); J = mean((Y - T)^2)",
    "X : 7 x 3; T : 7 x 2 = uniform(0, 1); W1 : 3 x 5; B1 : 1 x 5; W2 : 5 x 2; B2 : 1 x 2\n"
    "S = softmax(relu(X @ W1 + B1) @ W2 + B2); J = -mean(T * log(S))",
    "X : 3 x 2 = [[900, 0], [0, -2000], [5, 4]]; T : 3 x 2 = uniform(0, 1); W : 2 x 3 = normal(0, "
    "1)\n"
    "V : 3 x 2; J = -mean(T * log(softmax(X @ W @ V)))",
    "X : 5 x 17; T : 5 x 6; W : 17 x 6; Y = softplus(X @ W); J = norm2(Y - T) / 9",
    "W : 3 x 3; X : 4 x 3; T : 4 x 3; J = norm2(tanh(tanh(tanh(X @ W) @ W) @ W) - T) + sum(W^2)",
    "Q : 3 x 2; K : 4 x 2; V : 4 x 2; S = softmax(Q @ K.T); J = norm2(S @ V)",
    "X : 3 x 4; g : 1 x 4; m = mean(X, axis=1); C = X - m; v = mean(C^2, axis=1)\n"
    "N = C / sqrt(v + 0.01) * g; J = sum(N ^ 3)",
    "A : 3 x 3; r : 1 x 3; c : 3 x 1; J = trace(A @ A.T) + dot(r @ A, c.T) + norm2(outer(c, r))",
    "A : 2 x 3 = uniform(1, 2); E : 2 x 3 = uniform(0, 1); P = A ^ E\n"
    "J = sum(P ^ 3) + mean(P, axis=0) @ sum(E, axis=0).T + sum(abs(A - 1.5) + cos(E))",
    /* too large for straight lines */
    "X : 70 x 45; T : 70 x 7; W1 : 45 x 37; B1 : 1 x 37; W2 : 37 x 7; B2 : 1 x 7\n"
    "Y = sigmoid(sigmoid(X @ W1 / 7 + B1) @ W2 + B2); J = mean((Y - T)^2)",
    "X : 130 x 20; T : 130 x 1; W : 20 x 1; b : 1 x 1; p = sigmoid(X @ W / 5 + b)\n"
    "J = -mean(sigmoid(T) * log(p) + (1 - sigmoid(T)) * log(1 - p))",
    "X : 40 x 40; r : 1 x 40; c : 40 x 1\n"
    "J = trace(X @ X.T) / 99 + dot(r @ X, c.T) / 9 + norm2(outer(c, r)) / 99 + sum(r.T * c)",
    "Q : 30 x 20; K : 33 x 20; V : 33 x 5; S = softmax(Q @ K.T / 9); J = norm2(S @ V)",
    "X : 33 x 41; g : 1 x 41; m = mean(X, axis=1); C = X - m; v = mean(C^2, axis=1)\n"
    "N = C / sqrt(v + 0.01) * g; J = sum(N ^ 3) / 99",
};

enum {
    SHAPES = sizeof shapes / sizeof *shapes,
    RANDOM = 24,
    MOST_TRIALS = 2 * SHAPES + 2 * RANDOM
};

struct many {
    struct trial trials[MOST_TRIALS];
    char *texts[MOST_TRIALS];
    size_t count;
    char folder[64];
};

static void take(struct many *m, const char *text, uint64_t seed, int optimizer,
                 enum cg_precision precision, size_t batch, size_t bytes)
{
    struct trial *t = &m->trials[m->count];
    char path[128];
    if (!trial_init(t, text, seed, optimizer, precision, batch))
        return;
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    t->scratch = emit_updates(&out, t->plan, precision, bytes, batch != 0);
    snprintf(path, sizeof path, "%s/p%zu.c", m->folder, m->count);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#define updates updates_%zu\n%s", m->count, out.text);
    fclose(file);
    cg_strbuf_finish(&out);
    m->texts[m->count++] = strdup(text);
}

/* The model with larger sizes. */
static void enlarge(char *text)
{
    char *dims = strstr(text, "a = 2, b = 3, c = 4");
    assert_non_null(dims);
    memcpy(dims, "a =19, b =35, c =24", 19);
}

static void compile_and_compare(struct many *m)
{
    char command[512], name[32];
    snprintf(command, sizeof command,
             "cd %s && cc -O1 -Wall -Wextra -Werror -Wno-unused -march=native -shared -fPIC "
             "-o all.so p*.c -lm",
             m->folder);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/all.so", m->folder);
    void *library = dlopen(command, RTLD_NOW);
    assert_non_null(library);
    for (size_t i = 0; i < m->count; i++) {
        snprintf(name, sizeof name, "updates_%zu", i);
        void *symbol = dlsym(library, name);
        updates_function *function;
        memcpy(&function, &symbol, sizeof function);
        hold_against_reference(&m->trials[i], function, NULL, m->texts[i]);
        trial_finish(&m->trials[i]);
        free(m->texts[i]);
    }
    dlclose(library);
    snprintf(command, sizeof command, "rm -r %s", m->folder);
    assert_int_equal(system(command), 0);
}

static void emitted_plans_compute_what_the_reference_does(void **state)
{
    (void)state;
    struct many *m = calloc(1, sizeof *m);
    strcpy(m->folder, "/tmp/chalkgrad-test-XXXXXX");
    assert_non_null(mkdtemp(m->folder));
    for (size_t i = 0; i < SHAPES; i++) {
        bool rows = strstr(shapes[i], "T : ") != NULL;
        take(m, shapes[i], i + 1, (int)(i % 3), i % 2 ? CG_F32 : CG_F64, 0, 64);
        take(m, shapes[i], i + 2, (int)((i + 1) % 3), i % 2 ? CG_F64 : CG_F32, rows ? 1 + i % 4 : 0,
             (size_t)16 << i % 3);
    }
    for (uint64_t seed = 1; seed <= RANDOM; seed++) {
        struct writer w;
        enum cg_precision precision = seed % 3 ? CG_F64 : CG_F32;
        random_model(&w, seed, 2 + seed % 6);
        take(m, w.text.text, seed, (int)(seed % 3), precision, 0, seed % 2 ? 64 : 32);
        if (seed % 3 == 0) {
            enlarge(w.text.text);
            take(m, w.text.text, seed, (int)(seed % 3), precision, 0, seed % 2 ? 32 : 64);
        }
        cg_strbuf_finish(&w.text);
    }
    compile_and_compare(m);
    free(m);
}

/* ---- runners ---- */

static void native_runners_train(void **state)
{
    (void)state;
    for (size_t batch = 0; batch < 2; batch++) {
        struct trial t;
        struct cg_error error;
        assert_true(trial_init(&t, shapes[0], 3, CG_SGD, CG_F64, batch));
        signal(SIGCHLD, batch ? SIG_IGN : SIG_DFL); /* as some that start us have it */
        struct plan_runner *runner = native_create(t.plan, t.precision, batch != 0, &error);
        signal(SIGCHLD, SIG_DFL);
        if (!runner)
            fail_msg("%s", error.text);
        hold_against_reference(&t, NULL, runner, shapes[0]);
        runner->destroy(runner);
        trial_finish(&t);
    }
}

/* What is in a folder, apart from . and .. */
static size_t entries(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    while (folder && readdir(folder))
        count++;
    closedir(folder);
    return count - 2;
}

/* A folder for temporary files whose name has a blank, a quote and a dollar, and in it a compiler
 * written for the shell. */
struct place {
    char folder[32], strange[64], compiler[64];
};

static void place_init(struct place *p, const char *script)
{
    strcpy(p->folder, "/tmp/chalkgrad-test-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->strange, sizeof p->strange, "%s/a b'c$(d);e", p->folder);
    snprintf(p->compiler, sizeof p->compiler, "%s/compiler", p->folder);
    assert_int_equal(mkdir(p->strange, 0700), 0);
    setenv("TMPDIR", p->strange, 1);
    FILE *file = fopen(p->compiler, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", script);
    fclose(file);
    assert_int_equal(chmod(p->compiler, 0700), 0);
}

/* Nothing is left behind. */
static void place_finish(const struct place *p)
{
    assert_int_equal(entries(p->strange), 0);
    assert_int_not_equal(access("chalkgrad-injected", F_OK), 0);
    unsetenv("CC");
    unsetenv("TMPDIR");
    unlink(p->compiler);
    rmdir(p->strange);
    assert_int_equal(rmdir(p->folder), 0);
}

/* What the failure of a compiler says; "" where it works. */
static void try_compiler(const char *compiler, char *text, size_t size)
{
    struct trial t;
    struct cg_error error = {0};
    assert_true(trial_init(&t, shapes[0], 3, CG_SGD, CG_F64, 0));
    setenv("CC", compiler, 1);
    struct plan_runner *runner = native_create(t.plan, t.precision, false, &error);
    assert_true(runner || error.machine);
    snprintf(text, size, "%s", runner ? "" : error.text);
    if (runner)
        runner->destroy(runner);
    trial_finish(&t);
}

/* Compilers that are not there, fail, or have a shell's letters in the name. */
static void compilers_that_fail(void **state)
{
    (void)state;
    static const struct {
        const char *compiler, *text;
    } cases[] = {
        {"/no/such/compiler", "the compiler /no/such/compiler can't be started"},
        {"false", "the compiler false failed"},
        {"true", "what was compiled can't be loaded"},
        {"touch chalkgrad-injected;true", "the compiler touch failed"},
        {"$(touch chalkgrad-injected)", "the compiler $(touch can't be started"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place place;
        char text[512];
        place_init(&place, "");
        try_compiler(cases[i].compiler, text, sizeof text);
        if (strncmp(text, cases[i].text, strlen(cases[i].text)) != 0)
            fail_msg("%s: %s", cases[i].compiler, text);
        place_finish(&place);
    }
    struct trial t;
    struct cg_error error;
    assert_true(trial_init(&t, shapes[0], 3, CG_SGD, CG_F64, 0));
    setenv("TMPDIR", "/no/such/folder", 1);
    assert_null(native_create(t.plan, t.precision, false, &error));
    assert_non_null(strstr(error.text, "/no/such/folder"));
    unsetenv("TMPDIR");
    trial_finish(&t);
}

/* The output is the word behind -o. */
#define FIND_OUTPUT                                                                                \
    "while [ \"$1\" != -o ]; do shift; done\n"                                                     \
    "output=$2\n"

/* Compilers that do something else: what they wrote is no library, or not ours; an option is
 * unknown to them (which is no failure); they say much. */
static void compilers_that_are_odd(void **state)
{
    (void)state;
    static const struct {
        const char *script, *text;
        bool compiles;
    } cases[] = {
        {FIND_OUTPUT "echo rubbish >\"$output\"", "what was compiled can't be loaded", false},
        {FIND_OUTPUT "echo 'int x;' | cc -xc -shared -fPIC -o \"$output\" -", "lacks its function",
         true},
        {"case \"$*\" in *march*) exit 1;; esac\nexec cc \"$@\"", "", true},
        {"i=0; while [ $i -lt 3000 ]; do echo a warning; i=$((i + 1)); done\n"
         "echo 'x.c:1: error: that is wrong'\necho more\nexit 1",
         "failed: x.c:1: error: that is wrong", false},
        {"kill -9 $$", "failed", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place place;
        char text[512];
        if (cases[i].compiles && !has_compiler())
            continue;
        place_init(&place, cases[i].script);
        try_compiler(place.compiler, text, sizeof text);
        if (!strstr(text, cases[i].text) || !*text != !*cases[i].text)
            fail_msg("%s: %s", cases[i].script, text);
        place_finish(&place);
    }
}

/* Blanks name no compiler: cc it is. */
static void blanks_are_no_compiler(void **state)
{
    (void)state;
    char text[512];
    if (!has_compiler())
        skip();
    try_compiler("   ", text, sizeof text);
    assert_string_equal(text, "");
    unsetenv("CC");
}

static double train(struct trial *t, bool native, size_t updates, struct cg_trainer **kept)
{
    struct cg_error error;
    t->options.native = native;
    *kept = cg_trainer_create(&t->book, &t->options, &error);
    if (!*kept || !cg_trainer_run(*kept, updates, &error))
        fail_msg("%s", error.text);
    return cg_trainer_loss(*kept);
}

/* A trainer comes to the same loss by native code, and goes back to the same bits; without a
 * compiler it says so and trains. */
static void trainers_use_native_code(void **state)
{
    (void)state;
    for (size_t batch = 0; batch < 4; batch += 3) {
        struct trial t;
        struct cg_error error;
        struct cg_trainer *native, *plan;
        assert_true(trial_init(&t, shapes[0], 3, CG_ADAM, CG_F64, batch));
        double want = train(&t, false, 300, &plan), got = train(&t, true, 300, &native);
        assert_null(cg_trainer_native_trouble(native));
        assert_null(cg_trainer_native_trouble(plan));
        assert_true(fabs(got - want) <= 1e-9 * want);
        assert_true(cg_trainer_seek(native, 7, &error) && cg_trainer_loss(native) != got);
        assert_true(cg_trainer_seek(native, 300, &error) && cg_trainer_loss(native) == got);
        cg_trainer_destroy(native);
        cg_trainer_destroy(plan);
        setenv("CC", "/no/such/compiler", 1);
        assert_true(train(&t, true, 300, &native) == want);
        assert_non_null(strstr(cg_trainer_native_trouble(native), "/no/such/compiler"));
        unsetenv("CC");
        cg_trainer_destroy(native);
        trial_finish(&t);
    }
}

/* A compiler that hangs is ended in time, with what it started: nobody holds the pipe's other end
 * after it. It isn't tried a second time, and training goes on by the plan. */
static void a_compiler_that_hangs(void **state)
{
    (void)state;
    struct place place;
    struct trial t;
    struct cg_trainer *trainer;
    struct timespec begun, now;
    int ends[2];
    char byte;
    assert_true(trial_init(&t, shapes[0], 3, CG_SGD, CG_F64, 0));
    double want = train(&t, false, 50, &trainer);
    cg_trainer_destroy(trainer);
    place_init(&place, "echo >>\"$0.tries\"\nsleep 100 &\nsleep 100");
    assert_int_equal(pipe(ends), 0);
    setenv("CC", place.compiler, 1);
    setenv("CHALKGRAD_COMPILER_SECONDS", "0.3", 1);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    assert_true(train(&t, true, 50, &trainer) == want);
    clock_gettime(CLOCK_MONOTONIC, &now);
    assert_true(now.tv_sec - begun.tv_sec < 30);
    const char *trouble = cg_trainer_native_trouble(trainer);
    assert_non_null(strstr(trouble, "was not done after 0.3 seconds"));
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    clock_gettime(CLOCK_MONOTONIC, &now);
    assert_true(now.tv_sec - begun.tv_sec < 60);
    close(ends[0]);
    struct stat tries;
    char path[80];
    snprintf(path, sizeof path, "%s.tries", place.compiler);
    assert_int_equal(stat(path, &tries), 0);
    assert_int_equal(tries.st_size, 1);
    unlink(path);
    cg_trainer_destroy(trainer);
    trial_finish(&t);
    unsetenv("CHALKGRAD_COMPILER_SECONDS");
    place_finish(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compilers_that_fail),
    };
    const struct CMUnitTest with_compiler[] = {
        cmocka_unit_test(emitted_plans_compute_what_the_reference_does),
        cmocka_unit_test(native_runners_train),
        cmocka_unit_test(compilers_that_fail),
        cmocka_unit_test(compilers_that_are_odd),
        cmocka_unit_test(blanks_are_no_compiler),
        cmocka_unit_test(trainers_use_native_code),
        cmocka_unit_test(a_compiler_that_hangs),
    };
    if (!has_compiler())
        return cmocka_run_group_tests(tests, NULL, NULL);
    return cmocka_run_group_tests(with_compiler, NULL, NULL);
}
