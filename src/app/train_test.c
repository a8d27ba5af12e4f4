/* What a trained model makes of the rows of the lesson's test block. */
#include "app/train.h"

const struct cg_value *train_prediction(const struct cg_lesson *lesson,
                                        const struct cg_value **target)
{
    const struct cg_train_options *o = &lesson->training;
    *target = o->n_rows ? o->rows[o->n_rows - 1] : NULL;
    return *target ? cg_train_prediction(&lesson->model, *target) : NULL;
}

bool train_test(const struct cg_lesson *lesson, struct cg_trainer *trainer,
                struct train_score *score, struct cg_error *error)
{
    const struct cg_test_set *test = &lesson->test;
    struct cg_env env;
    *score = (struct train_score){.rows = test->rows};
    if (!test->n_values)
        return true;
    if (!cg_env_init_rows(&env, cg_trainer_inputs(trainer), test->values, test->numbers,
                          test->n_values, error))
        return false;
    const struct cg_value *target, *prediction = train_prediction(lesson, &target);
    score->loss = cg_env_get(&env, lesson->training.loss)->data[0];
    if (prediction)
        score->classes = cg_train_count_right(&env.values[prediction->id], &env.values[target->id],
                                              &score->right);
    cg_env_finish(&env);
    return true;
}
