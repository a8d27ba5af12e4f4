#include "app/commands.h"
#include "app/train.h"

#include <stdio.h>

static bool train(const struct train_request *request, struct cg_lesson *lesson,
                  struct cg_error *error)
{
    struct cg_train_options options;
    if (!train_request_apply(request, lesson, &options, error))
        return false;
    if (request->plan)
        return train_print_plan(lesson, &options, error);
    if ((request->save && !train_save_check(request->save, &options, error)) ||
        (request->load && !train_load(request->load, lesson, &options, error)))
        return false;
    if (request->program)
        return train_emit(lesson, &options, request->program, error);
    if (request->seeds && request->native)
        fputs("chalkgrad: note: --native is for one training; many seeds train side by side, by "
              "the plan\n",
              stderr);
    if (request->seeds)
        return train_seeds(lesson, &options, request, error);
    options.ends_only = !options.has_stop && !options.patience;
    struct train_interrupt interrupt;
    train_interrupt_begin(&interrupt);
    struct cg_trainer *trainer = cg_trainer_create(&lesson->book, &options, error);
    if (trainer && cg_trainer_native_trouble(trainer))
        fprintf(stderr, "chalkgrad: note: no native code (%s): training by the plan\n",
                cg_trainer_native_trouble(trainer));
    size_t rows = options.n_rows ? cg_rows(&lesson->model, options.rows[0]->shape) : 1;
    struct train_outcome outcome = {0};
    bool done = trainer && train_run(trainer, &options, &interrupt, rows, &outcome, error);
    train_interrupt_end(&interrupt);
    done = done && train_test(lesson, trainer, &outcome.test, error);
    bool saved = !done || !request->save || train_save(request->save, &options, trainer, error);
    if (done && request->json)
        train_print_json(lesson, &options, trainer, &outcome);
    else if (done)
        train_print_text(lesson, &options, trainer, &outcome);
    cg_trainer_destroy(trainer);
    return done && saved;
}

int command_train(int argc, char **argv)
{
    struct train_request request;
    struct cg_error error;
    if (!train_request_parse(&request, argc, argv))
        return EXIT_USAGE;
    if (request.help) {
        fputs(train_help, stdout);
        return 0;
    }
    struct cg_lesson *lesson = cg_lesson_open(request.lesson, &error);
    bool done = lesson && train(&request, lesson, &error);
    cg_lesson_close(lesson);
    return done ? 0 : command_failed(&error);
}
