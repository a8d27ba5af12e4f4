/* chalkgrad train --seeds: how many of many networks converge, and how fast. */
#include "app/json.h"
#include "app/progress.h"
#include "app/train.h"

#include <chalkgrad/seeds.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct watching {
    const struct train_interrupt *interrupt;
    struct progress progress;
    double next; /* when to look up again */
    size_t count;
};

static bool ask(void *user, double done)
{
    struct watching *w = user;
    double now = progress_clock();
    if (now < w->next)
        return true;
    w->next = now + 0.05;
    if (progress_due(&w->progress)) {
        char fact[48];
        snprintf(fact, sizeof fact, "%zu networks", w->count);
        progress_show(&w->progress, done, (const char *[]){fact}, 1);
    }
    return !train_interrupted(w->interrupt);
}

/* What all of it came to. */
struct crowd {
    const struct cg_seed *seeds;
    size_t count;
    struct cg_seeds_summary sum;
    double seconds, epochs; /* that were trained, of all networks together */
    char criterion[128];
};

static void print_text(const struct crowd *crowd, const struct cg_train_options *options)
{
    const struct cg_seeds_summary *sum = &crowd->sum;
    size_t ended = sum->converged + sum->failed + sum->diverged;
    printf("%zu networks, seeds %llu to %llu: %zu converge, %.1f %% (%s)\n", crowd->count,
           (unsigned long long)crowd->seeds[0].seed,
           (unsigned long long)crowd->seeds[crowd->count - 1].seed, sum->converged,
           100 * (double)sum->converged / (double)crowd->count, crowd->criterion);
    if (sum->converged)
        printf("epochs until then: median %g, quartiles %g and %g, least %g, most %g\n",
               sum->median, sum->lower, sum->upper, sum->least, sum->most);
    if (sum->failed)
        printf("%zu did not in %zu epochs\n", sum->failed, options->epochs);
    if (sum->diverged)
        printf("%zu diverged\n", sum->diverged);
    if (ended < crowd->count)
        printf("interrupted: %zu had not come to an end\n", crowd->count - ended);
    printf("%.3f s, %.4g epochs a second\n", crowd->seconds,
           crowd->seconds > 0 ? crowd->epochs / crowd->seconds : 0);
}

static cJSON *seed_item(const struct cg_seed *seed)
{
    static const char *const ends[] = {"interrupt", "converged", "epochs", "diverged"};
    cJSON *item = cJSON_CreateObject();
    cJSON_AddNumberToObject(item, "seed", (double)seed->seed);
    cJSON_AddStringToObject(item, "ended_by", ends[seed->end]);
    cJSON_AddNumberToObject(item, "epochs", (double)seed->epochs);
    cJSON_AddItemToObject(item, "loss_first", json_number(seed->loss_first));
    cJSON_AddItemToObject(item, "loss_last", json_number(seed->loss_last));
    return item;
}

static void print_json(const struct crowd *crowd)
{
    const struct cg_seeds_summary *sum = &crowd->sum;
    cJSON *object = cJSON_CreateObject(), *epochs = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "networks", (double)crowd->count);
    cJSON_AddStringToObject(object, "criterion", crowd->criterion);
    cJSON_AddNumberToObject(object, "converged", (double)sum->converged);
    cJSON_AddNumberToObject(object, "diverged", (double)sum->diverged);
    cJSON_AddItemToObject(epochs, "least", json_number(sum->least));
    cJSON_AddItemToObject(epochs, "lower_quartile", json_number(sum->lower));
    cJSON_AddItemToObject(epochs, "median", json_number(sum->median));
    cJSON_AddItemToObject(epochs, "upper_quartile", json_number(sum->upper));
    cJSON_AddItemToObject(epochs, "most", json_number(sum->most));
    cJSON_AddItemToObject(object, "epochs_to_convergence", epochs);
    cJSON_AddItemToObject(object, "seconds", json_number(crowd->seconds));
    cJSON_AddItemToObject(object, "epochs_per_second",
                          json_number(crowd->seconds > 0 ? crowd->epochs / crowd->seconds : 0));
    cJSON *list = cJSON_AddArrayToObject(object, "seeds");
    for (size_t i = 0; i < crowd->count; i++)
        cJSON_AddItemToArray(list, seed_item(&crowd->seeds[i]));
    json_print(object);
}

bool train_seeds(struct cg_lesson *lesson, const struct cg_train_options *options,
                 const struct train_request *request, struct cg_error *error)
{
    struct train_interrupt interrupt;
    struct watching watching = {.interrupt = &interrupt, .count = request->seeds};
    struct cg_seed *seeds = cg_xmalloc(request->seeds * sizeof *seeds);
    struct crowd crowd = {.seeds = seeds, .count = request->seeds};
    train_interrupt_begin(&interrupt);
    progress_begin(&watching.progress);
    double start = progress_clock();
    bool done =
        cg_train_seeds(&lesson->book, options, seeds, request->seeds, ask, &watching, error);
    crowd.seconds = progress_clock() - start;
    progress_end(&watching.progress);
    train_interrupt_end(&interrupt);
    if (done) {
        crowd.sum = cg_seeds_sum_up(seeds, request->seeds);
        for (size_t i = 0; i < request->seeds; i++) /* side by side: all as far as the last */
            crowd.epochs = fmax(crowd.epochs, (double)seeds[i].epochs * (double)request->seeds);
        if (options->has_stop)
            snprintf(crowd.criterion, sizeof crowd.criterion, "%.60s below %g", options->loss->name,
                     options->stop);
        else
            snprintf(crowd.criterion, sizeof crowd.criterion, "every prediction right");
        if (request->json)
            print_json(&crowd);
        else
            print_text(&crowd, options);
    }
    free(seeds);
    return done;
}
