/* What a training came to, as JSON and as text. */
#include "app/json.h"
#include "app/train.h"

#include "engine/plan.h"
#include "engine/program.h"

#include <chalkgrad/file.h>

#include <stdio.h>

/* Why training ended: in JSON, and as a line of the text. */
static const char *end_name(enum cg_train_end end)
{
    switch (end) {
    case CG_END_NOT:
        return "interrupt";
    case CG_END_EPOCHS:
        return "epochs";
    case CG_END_STOP:
        return "stop";
    case CG_END_PATIENCE:
        return "patience";
    }
    return "";
}

static const char *end_line(enum cg_train_end end)
{
    switch (end) {
    case CG_END_NOT:
        return "interrupted: this is what there is so far\n";
    case CG_END_EPOCHS:
        break;
    case CG_END_STOP:
        return "ended early: the loss is below stop\n";
    case CG_END_PATIENCE:
        return "ended early: no new least loss for as many epochs as patience says\n";
    }
    return "";
}

static double per_second(size_t count, const struct train_outcome *outcome)
{
    return outcome->seconds > 0 ? (double)count / outcome->seconds : 0;
}

static double percent(const struct train_score *score)
{
    return 100 * (double)score->right / (double)score->rows;
}

static cJSON *score_item(const struct train_score *score)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddNumberToObject(item, "rows", (double)score->rows);
    cJSON_AddItemToObject(item, "loss", json_number(score->loss));
    if (score->classes) {
        cJSON_AddNumberToObject(item, "right", (double)score->right);
        cJSON_AddItemToObject(item, "accuracy", json_number(percent(score) / 100));
    }
    return item;
}

void train_print_json(const struct cg_lesson *lesson, const struct cg_train_options *options,
                      struct cg_trainer *trainer, const struct train_outcome *outcome)
{
    struct cg_env *env = cg_trainer_env(trainer);
    const struct cg_value *target, *prediction = train_prediction(lesson, &target);
    cJSON *object = cJSON_CreateObject(), *parameters = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "epochs", (double)outcome->epochs);
    cJSON_AddStringToObject(object, "ended_by", end_name(outcome->end));
    cJSON_AddItemToObject(object, "seconds", json_number(outcome->seconds));
    cJSON_AddItemToObject(object, "loss_first", json_number(outcome->loss_first));
    cJSON_AddItemToObject(object, "loss_last", json_number(outcome->loss_last));
    cJSON_AddItemToObject(object, "updates_per_second",
                          json_number(per_second(outcome->updates, outcome)));
    cJSON_AddItemToObject(object, "samples_per_second",
                          json_number(per_second(outcome->samples, outcome)));
    if (outcome->test.rows)
        cJSON_AddItemToObject(object, "test", score_item(&outcome->test));
    for (size_t i = 0; i < options->n_params; i++)
        cJSON_AddItemToObject(parameters, options->params[i]->name,
                              json_rows(cg_env_get(env, options->params[i])));
    cJSON_AddItemToObject(object, "parameters", parameters);
    cJSON_AddItemToObject(object, "predictions",
                          prediction ? json_rows(cg_env_get(env, prediction))
                                     : cJSON_CreateArray());
    json_print(object);
}

static void print_score(const char *loss, const struct train_score *score)
{
    printf("test: %zu row%s, %s %.6g", score->rows, score->rows == 1 ? "" : "s", loss, score->loss);
    if (score->classes)
        printf(", %zu right: %.2f %%", score->right, percent(score));
    putchar('\n');
}

enum { MOST_SHOWN = 12 }; /* rows, and columns */

/* The first rows of a matrix that has `rows`. */
static void print_rows(const char *name, const struct cg_matrix *m, size_t rows)
{
    printf("%s, %zu x %zu\n", name, rows, m->cols);
    for (size_t r = 0; r < m->rows && r < MOST_SHOWN; r++) {
        for (size_t c = 0; c < m->cols && c < MOST_SHOWN; c++)
            printf(" %10.6g", m->data[r * m->cols + c]);
        puts(m->cols > MOST_SHOWN ? " ..." : "");
    }
    if (rows > MOST_SHOWN)
        puts(" ...");
}

/* What is answered to the first rows; the others need not be computed. */
static void print_predictions(const struct cg_value *prediction,
                              const struct cg_train_options *options, struct cg_trainer *trainer)
{
    const struct cg_env *all = cg_trainer_inputs(trainer);
    struct cg_arena arena;
    struct cg_env few;
    cg_arena_init(&arena);
    struct cg_matrix *shown = cg_alloc_array(&arena, options->n_rows, sizeof *shown);
    for (size_t i = 0; i < options->n_rows; i++) {
        shown[i] = all->values[options->rows[i]->id];
        shown[i].rows = shown[i].rows < MOST_SHOWN ? shown[i].rows : MOST_SHOWN;
    }
    size_t rows = cg_rows(all->model, prediction->shape);
    if (cg_env_init_rows(&few, all, options->rows, shown, options->n_rows, NULL)) {
        print_rows(prediction->name, &few.values[prediction->id], rows);
        cg_env_finish(&few);
    } else {
        print_rows(prediction->name, cg_env_get(cg_trainer_env(trainer), prediction), rows);
    }
    cg_arena_finish(&arena);
}

void train_print_text(const struct cg_lesson *lesson, const struct cg_train_options *options,
                      struct cg_trainer *trainer, const struct train_outcome *outcome)
{
    const struct cg_env *env = cg_trainer_inputs(trainer);
    const struct cg_value *target, *prediction = train_prediction(lesson, &target);
    printf("%zu epoch%s, %zu update%s in %.3g s: %.0f updates and %.0f rows a second\n",
           outcome->epochs, outcome->epochs == 1 ? "" : "s", outcome->updates,
           outcome->updates == 1 ? "" : "s", outcome->seconds,
           per_second(outcome->updates, outcome), per_second(outcome->samples, outcome));
    fputs(end_line(outcome->end), stdout);
    printf("%s from %.6g to %.6g\n", options->loss->name, outcome->loss_first, outcome->loss_last);
    if (outcome->test.rows)
        print_score(options->loss->name, &outcome->test);
    for (size_t i = 0; i < options->n_params; i++) {
        const struct cg_matrix *param = &env->values[options->params[i]->id];
        print_rows(options->params[i]->name, param, param->rows);
    }
    if (prediction)
        print_predictions(prediction, options, trainer);
}

bool train_print_plan(const struct cg_lesson *lesson, const struct cg_train_options *options,
                      struct cg_error *error)
{
    size_t rows = options->n_rows ? cg_rows(&lesson->model, options->rows[0]->shape) : 1;
    size_t batch = options->batch && options->batch < rows ? options->batch : rows;
    struct cg_arena arena;
    struct cg_strbuf out;
    cg_arena_init(&arena);
    cg_strbuf_init(&out);
    const struct plan *plan = plan_compile(&arena, &lesson->book, options, batch, true, error);
    if (plan)
        plan_print(&out, plan);
    fputs(out.text, stdout);
    cg_strbuf_finish(&out);
    cg_arena_finish(&arena);
    return plan != NULL;
}

bool train_emit(struct cg_lesson *lesson, const struct cg_train_options *options, const char *path,
                struct cg_error *error)
{
    struct cg_train_options plain = *options;
    plain.native = false;
    struct cg_trainer *trainer = cg_trainer_create(&lesson->book, &plain, error);
    if (!trainer)
        return false;
    struct cg_strbuf program, numbers, name;
    cg_strbuf_init(&program), cg_strbuf_init(&numbers), cg_strbuf_init(&name);
    program_emit(&program, &numbers, trainer, lesson->file);
    cg_putf(&name, "%s.numbers", path);
    bool done = cg_write_file(path, program.text, program.length, error) &&
                (!numbers.length || cg_write_file(name.text, numbers.text, numbers.length, error));
    cg_strbuf_finish(&program), cg_strbuf_finish(&numbers), cg_strbuf_finish(&name);
    cg_trainer_destroy(trainer);
    return done;
}
