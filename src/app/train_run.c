/* One training from start to end: in runs of updates of about a twentieth of a second, between
 * which the bar moves, Ctrl-C is asked for, and the losses decide on an early end. */
#include "app/progress.h"
#include "app/train.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static const double RUN = 0.05; /* seconds */

/* ---- Ctrl-C -------------------------------------------------------------------------------- */

/* Blocked and polled rather than handled: no handler, no global. */
void train_interrupt_begin(struct train_interrupt *interrupt)
{
    sigemptyset(&interrupt->signals);
    sigaddset(&interrupt->signals, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt->signals, &interrupt->before);
}

bool train_interrupted(const struct train_interrupt *interrupt)
{
    const struct timespec at_once = {0, 0};
    return sigtimedwait(&interrupt->signals, NULL, &at_once) == SIGINT;
}

void train_interrupt_end(const struct train_interrupt *interrupt)
{
    sigprocmask(SIG_SETMASK, &interrupt->before, NULL);
}

/* ---- running ------------------------------------------------------------------------------- */

/* What is known between two runs. */
struct run {
    struct cg_trainer *trainer;
    const struct cg_train_options *options;
    size_t per_epoch, last; /* updates */
    struct cg_train_watch watch;
    size_t seen; /* epochs whose losses were looked at */
    double seconds;
    struct progress progress;
};

/* Looks at the new losses. At an early end the trainer goes back to the update where it was. */
static bool find_end(struct run *run, enum cg_train_end *end, struct cg_error *error)
{
    size_t count, every;
    const double *losses = cg_trainer_losses(run->trainer, &count, &every);
    *end = CG_END_NOT;
    for (size_t i = (run->seen + every - 1) / every; i < count && *end == CG_END_NOT; i++) {
        *end = cg_train_watch(run->options, &run->watch, i * every, losses[i]);
        run->seen = i * every + 1;
    }
    if (*end == CG_END_NOT && cg_trainer_updates(run->trainer) >= run->last)
        *end = CG_END_EPOCHS; /* that epoch's loss was not noted */
    else if (*end != CG_END_NOT)
        return cg_trainer_seek(run->trainer, (run->seen - 1) * run->per_epoch, error);
    return true;
}

static void show(struct run *run)
{
    if (!progress_due(&run->progress))
        return;
    struct cg_strbuf facts[3];
    size_t updates = cg_trainer_updates(run->trainer), count, every;
    const double *losses = cg_trainer_losses(run->trainer, &count, &every);
    for (size_t i = 0; i < 3; i++)
        cg_strbuf_init(&facts[i]);
    if (run->options->ends_only && run->per_epoch > 1)
        cg_putf(&facts[0], "%s of a batch %.4g", run->options->loss->name,
                cg_trainer_batch_loss(run->trainer));
    else
        cg_putf(&facts[0], "%s %.4g", run->options->loss->name, losses[count - 1]);
    cg_putf(&facts[1], "epoch %zu of %zu", updates / run->per_epoch, run->options->epochs);
    progress_put_count(&facts[2], (double)updates / fmax(run->seconds, 1e-9));
    cg_put(&facts[2], " updates/s");
    progress_show(&run->progress, (double)updates / (double)run->last,
                  (const char *[]){facts[0].text, facts[1].text, facts[2].text}, 3);
    for (size_t i = 0; i < 3; i++)
        cg_strbuf_finish(&facts[i]);
}

/* How many updates take about RUN seconds, after `count` took `seconds`. */
static size_t next_count(size_t count, double seconds)
{
    double factor = seconds > 0 ? RUN / seconds : 2;
    return (size_t)fmax(1, (double)count * fmin(fmax(factor, 0.25), 2));
}

static bool advance(struct run *run, const struct train_interrupt *interrupt,
                    enum cg_train_end *end, struct cg_error *error)
{
    bool going = find_end(run, end, error);
    for (size_t count = 1; going && *end == CG_END_NOT && !train_interrupted(interrupt);) {
        size_t from = cg_trainer_updates(run->trainer), to = from + count;
        to = to < run->last ? to : run->last;
        double start = progress_clock();
        going = cg_trainer_seek(run->trainer, to, error);
        double took = progress_clock() - start;
        going = going && find_end(run, end, error);
        /* updates that were taken back do not count, nor does their time */
        size_t kept = cg_trainer_updates(run->trainer) - from;
        run->seconds += took * (double)kept / (double)(to - from);
        count = next_count(to - from, took);
        show(run);
    }
    return going;
}

bool train_run(struct cg_trainer *trainer, const struct cg_train_options *options,
               const struct train_interrupt *interrupt, size_t rows, struct train_outcome *outcome,
               struct cg_error *error)
{
    size_t batch = options->batch && options->batch < rows ? options->batch : rows, count, every;
    struct run run = {.trainer = trainer, .options = options};
    run.per_epoch = (rows + batch - 1) / batch;
    run.last = options->epochs * run.per_epoch;
    progress_begin(&run.progress);
    bool done = advance(&run, interrupt, &outcome->end, error);
    progress_end(&run.progress);
    outcome->seconds = run.seconds;
    outcome->updates = cg_trainer_updates(trainer);
    outcome->epochs = outcome->updates / run.per_epoch;
    outcome->samples = outcome->epochs * rows + outcome->updates % run.per_epoch * batch;
    outcome->loss_first = cg_trainer_losses(trainer, &count, &every)[0];
    outcome->loss_last = cg_trainer_loss(trainer);
    return done;
}
