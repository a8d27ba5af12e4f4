#include "app/commands.h"
#include "app/json.h"

#include <chalkgrad/lesson.h>
#include <chalkgrad/strbuf.h>

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: chalkgrad train LESSON.md [OPTIONS]\n"
    "Trains what the lesson's train block says, by the gradients that were derived.\n"
    "\n"
    "  --epochs N         how often each row of the data is used\n"
    "  --seed S           of the first weights and of the order of the rows\n"
    "  --batch B          rows an update\n"
    "  --precision P      f64; f32 is not there yet\n"
    "  --threads N        at most; training runs on one so far\n"
    "  --native           native code is not there yet; trains without it, with the same result\n"
    "  --format F         text (default) or json\n";

/* The command line; what was not given stays as the lesson says. */
struct request {
    const char *lesson;
    bool json, help;
    bool has_epochs, has_seed, has_batch;
    size_t epochs, batch;
    uint64_t seed;
};

/* What the training came to. */
struct outcome {
    size_t epochs, updates, samples;
    double seconds;
};

/* A whole number in [least, most]. */
static bool read_whole(const char *text, unsigned long long least, unsigned long long most,
                       unsigned long long *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *number >= least &&
           *number <= most;
}

static bool take_precision(const char *value)
{
    if (strcmp(value, "f32") == 0)
        return command_complain(value,
                                "single precision is not there yet; train with f64, the default");
    return strcmp(value, "f64") == 0 || command_complain(value, "--precision takes f64");
}

static bool take_option(struct request *request, int code, const char *value)
{
    unsigned long long number;
    switch (code) {
    case 'e':
        request->has_epochs = read_whole(value, 1, 1000000000, &number);
        request->epochs = (size_t)number;
        return request->has_epochs ||
               command_complain(value, "--epochs takes a whole number from 1");
    case 's':
        request->has_seed = read_whole(value, 0, UINT64_MAX, &number);
        request->seed = number;
        return request->has_seed || command_complain(value, "--seed takes a whole number from 0");
    case 'b':
        request->has_batch = read_whole(value, 1, 1000000000, &number);
        request->batch = (size_t)number;
        return request->has_batch || command_complain(value, "--batch takes a whole number from 1");
    case 'p':
        return take_precision(value);
    case 't':
        if (!read_whole(value, 1, 1024, &number))
            return command_complain(value, "--threads takes a whole number from 1 to 1024");
        if (number > 1)
            fputs("chalkgrad: note: training runs on one thread so far\n", stderr);
        return true;
    case 'n':
        fputs("chalkgrad: note: native code is not there yet; training without it\n", stderr);
        return true;
    case 'f':
        request->json = strcmp(value, "json") == 0;
        return request->json || strcmp(value, "text") == 0 ||
               command_complain(value, "--format takes text or json");
    case 'h':
        return request->help = true;
    default: /* getopt has said what is wrong */
        return false;
    }
}

static bool parse(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"epochs", required_argument, NULL, 'e'},
        {"seed", required_argument, NULL, 's'},
        {"batch", required_argument, NULL, 'b'},
        {"precision", required_argument, NULL, 'p'},
        {"threads", required_argument, NULL, 't'},
        {"native", no_argument, NULL, 'n'},
        {"format", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *request = (struct request){0};
    int code;
    optind = 1;
    while ((code = getopt_long(argc, argv, "h", options, NULL)) != -1)
        if (!take_option(request, code, optarg))
            return false;
    if (request->help)
        return true;
    if (argc - optind != 1) {
        fputs("chalkgrad: train takes one lesson; see chalkgrad train --help\n", stderr);
        return false;
    }
    request->lesson = argv[optind];
    return true;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* One line on the terminal, ten times a second. */
struct progress {
    bool shown;
    double next;
    size_t updates;
};

enum { BAR = 40, UPDATES_A_LOOK = 64 };

static void show_progress(struct progress *progress, struct cg_trainer *trainer, size_t epochs)
{
    if (!progress->shown || progress->updates++ % UPDATES_A_LOOK || now() < progress->next)
        return;
    char bar[BAR + 1] = "";
    size_t epoch = cg_trainer_epoch(trainer), count;
    const double *losses = cg_trainer_losses(trainer, &count);
    for (size_t i = 0; i < BAR; i++)
        bar[i] = i * epochs < epoch * BAR ? '#' : '.';
    fprintf(stderr, "\r[%s] epoch %zu of %zu, loss %.6g \033[K", bar, epoch, epochs,
            losses[count - 1]);
    progress->next = now() + 0.1;
}

static bool run(struct cg_trainer *trainer, size_t epochs, struct outcome *outcome,
                struct cg_error *error)
{
    struct progress progress = {.shown = isatty(STDERR_FILENO) != 0};
    bool going = true;
    double start = now();
    while (going && cg_trainer_epoch(trainer) < epochs) {
        going = cg_trainer_update(trainer, error);
        show_progress(&progress, trainer, epochs);
    }
    outcome->seconds = now() - start;
    outcome->updates = cg_trainer_updates(trainer);
    outcome->epochs = cg_trainer_epoch(trainer);
    if (progress.shown)
        fputs("\r\033[K", stderr);
    return going;
}

static double per_second(size_t count, const struct outcome *outcome)
{
    return outcome->seconds > 0 ? (double)count / outcome->seconds : 0;
}

/* The value that stands beside the target in the loss; the target is what the data gives last. */
static const struct cg_value *prediction_of(const struct cg_lesson *lesson)
{
    const struct cg_train_options *o = &lesson->training;
    return o->n_rows ? cg_train_prediction(&lesson->model, o->rows[o->n_rows - 1]) : NULL;
}

static void print_json(const struct cg_lesson *lesson, const struct cg_train_options *options,
                       struct cg_trainer *trainer, const struct outcome *outcome)
{
    struct cg_env *env = cg_trainer_env(trainer);
    const struct cg_value *prediction = prediction_of(lesson);
    cJSON *object = cJSON_CreateObject(), *parameters = cJSON_CreateObject();
    size_t count;
    const double *losses = cg_trainer_losses(trainer, &count);
    cJSON_AddNumberToObject(object, "epochs", (double)outcome->epochs);
    cJSON_AddItemToObject(object, "seconds", json_number(outcome->seconds));
    cJSON_AddItemToObject(object, "loss_first", json_number(losses[0]));
    cJSON_AddItemToObject(object, "loss_last", json_number(losses[count - 1]));
    cJSON_AddItemToObject(object, "updates_per_second",
                          json_number(per_second(outcome->updates, outcome)));
    cJSON_AddItemToObject(object, "samples_per_second",
                          json_number(per_second(outcome->samples, outcome)));
    for (size_t i = 0; i < options->n_params; i++)
        cJSON_AddItemToObject(parameters, options->params[i]->name,
                              json_rows(cg_env_get(env, options->params[i])));
    cJSON_AddItemToObject(object, "parameters", parameters);
    cJSON_AddItemToObject(object, "predictions",
                          prediction ? json_rows(cg_env_get(env, prediction))
                                     : cJSON_CreateArray());
    json_print(object);
}

static void print_rows(const char *name, const struct cg_matrix *m)
{
    enum { MOST = 12 };
    printf("%s, %zu x %zu\n", name, m->rows, m->cols);
    for (size_t r = 0; r < m->rows && r < MOST; r++) {
        for (size_t c = 0; c < m->cols && c < MOST; c++)
            printf(" %10.6g", m->data[r * m->cols + c]);
        puts(m->cols > MOST ? " ..." : "");
    }
    if (m->rows > MOST)
        puts(" ...");
}

static void print_text(const struct cg_lesson *lesson, const struct cg_train_options *options,
                       struct cg_trainer *trainer, const struct outcome *outcome)
{
    struct cg_env *env = cg_trainer_env(trainer);
    const struct cg_value *prediction = prediction_of(lesson);
    size_t count;
    const double *losses = cg_trainer_losses(trainer, &count);
    printf("%zu epochs, %zu updates in %.3f s: %.0f updates a second\n", outcome->epochs,
           outcome->updates, outcome->seconds, per_second(outcome->updates, outcome));
    printf("%s from %.6g to %.6g\n", options->loss->name, losses[0], losses[count - 1]);
    for (size_t i = 0; i < options->n_params; i++)
        print_rows(options->params[i]->name, cg_env_get(env, options->params[i]));
    if (prediction)
        print_rows(prediction->name, cg_env_get(env, prediction));
}

static bool train(const struct request *request, struct cg_lesson *lesson, struct cg_error *error)
{
    if (!lesson->trains)
        return cg_fail(error, lesson->file, (struct cg_place){0},
                       "the lesson has no train block: nothing says what to train");
    struct cg_train_options options = lesson->training;
    if (request->has_epochs)
        options.epochs = request->epochs;
    if (request->has_seed)
        options.seed = request->seed;
    if (request->has_batch)
        options.batch = request->batch;
    struct cg_trainer *trainer = cg_trainer_create(&lesson->book, &options, error);
    if (!trainer)
        return false;
    struct outcome outcome = {0};
    bool done = run(trainer, options.epochs, &outcome, error);
    size_t rows = options.n_rows ? cg_rows(&lesson->model, options.rows[0]->shape) : 1;
    outcome.samples = outcome.epochs * rows;
    if (done && request->json)
        print_json(lesson, &options, trainer, &outcome);
    else if (done)
        print_text(lesson, &options, trainer, &outcome);
    cg_trainer_destroy(trainer);
    return done;
}

int command_train(int argc, char **argv)
{
    struct request request;
    struct cg_error error;
    if (!parse(&request, argc, argv))
        return EXIT_USAGE;
    if (request.help) {
        fputs(help, stdout);
        return 0;
    }
    struct cg_lesson *lesson = cg_lesson_open(request.lesson, &error);
    bool done = lesson && train(&request, lesson, &error);
    cg_lesson_close(lesson);
    return done ? 0 : command_failed(&error);
}
