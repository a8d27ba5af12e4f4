/* What a lesson is read as: front matter, chapters, prose, models, data, training. */
#include "fixture.h"

static void front_matter_is_read(void **state)
{
    (void)state;
    struct cg_lesson *lesson =
        open_text("---\ntitle: \"On δ: a title\"\norder: 12\nseed: 7\n# no key\n---\nText.\n");
    assert_string_equal(lesson->title, "On δ: a title");
    assert_int_equal(lesson->order, 12);
    assert_int_equal(lesson->n_beats, 1);
    cg_lesson_close(lesson);
    lesson = open_text("Text.\n");
    assert_int_equal(lesson->order, 0);
    cg_lesson_close(lesson);
}

static void the_first_heading_is_the_title(void **state)
{
    (void)state;
    struct cg_lesson *lesson = open_text("# The *title*\n\nText.\n\n# A chapter\n\nMore.\n");
    assert_string_equal(lesson->title, "The title");
    assert_int_equal(lesson->n_chapters, 2);
    assert_string_equal(lesson->chapters[0].title, "The title");
    assert_string_equal(lesson->chapters[1].title, "A chapter");
    assert_int_equal(lesson->chapters[1].first_beat, 1);
    cg_lesson_close(lesson);
    lesson = open_text("---\ntitle: t\n---\n# Again the title\n\nText.\n");
    assert_string_equal(lesson->title, "t");
    assert_int_equal(lesson->n_chapters, 1);
    cg_lesson_close(lesson);
    lesson = open_text("Text.\n\n# Not the title\n\nMore.\n");
    assert_string_equal(lesson->title, "x.md");
    assert_int_equal(lesson->n_chapters, 2);
    cg_lesson_close(lesson);
}

static void prose_keeps_its_spans(void **state)
{
    (void)state;
    expect_dump("One *two* **three** `four` $f_1(x)$ [five](six) ![seven](eight).\n"
                "A line more,  \nand <b>another</b> &amp; &#8706;. $$\\sum_i *a* \\_ b$$\n\n"
                "<!-- not this -->\n\n- a list\n- of $3 \\cdot 2$\n\n  two\n\n> quoted\n\n"
                "### A section\n\n```python\nx = 1\n\ny\n```\n",
                "0 prose\n"
                "| One *two* **three** `four` $f_1(x)$ five . A line more, and another & ∂. "
                "$$\\sum_i *a* \\_ b$$\n"
                "- a list\n- of $3 \\cdot 2$\n- two\n| quoted\n# A section\n| `x = 1`\n| `y`\n");
}

static void later_blocks_add_to_the_model(void **state)
{
    (void)state;
    struct cg_lesson *lesson = open_text("```model\nA : 2 x 3 = [[1, 2, 3], [4, 5, 6]]\n```\n"
                                         "```derive\ndJ/dA\n```\n"
                                         "```model\nJ = sum(A * A)\n```\n");
    assert_int_equal(lesson->model.n_values, 2);
    const struct cg_matrix *loss = cg_env_get(&lesson->env, cg_model_find(&lesson->model, "J"));
    assert_true(loss->data[0] == 91);
    cg_lesson_close(lesson);
}

static void data_goes_to_its_columns(void **state)
{
    (void)state;
    struct cg_lesson *lesson =
        open_text("```model\ndims n = 3\nX : n x 2\nY : n x 1\nJ = sum(Y * sum(X, axis=1))\n```\n"
                  "```data X Y\n# three samples\n1, 2, 3\n\n-4 5.5 1e1   # the second\n"
                  "7\t8\t9\n```\n");
    const struct cg_value *x = cg_model_find(&lesson->model, "X");
    const struct cg_value *y = cg_model_find(&lesson->model, "Y");
    const double xs[] = {1, 2, -4, 5.5, 7, 8}, ys[] = {3, 10, 9};
    assert_int_equal(x->init.kind, CG_INIT_DATA);
    assert_memory_equal(cg_env_get(&lesson->env, x)->data, xs, sizeof xs);
    assert_memory_equal(cg_env_get(&lesson->env, y)->data, ys, sizeof ys);
    cg_lesson_close(lesson);
}

static void test_rows_are_kept_apart(void **state)
{
    (void)state;
    struct cg_lesson *lesson =
        open_text("```model\ndims n = 3\nX : n x 2\nY : n x 1\nJ = sum(Y * sum(X, axis=1))\n```\n"
                  "```data X Y\n1 2 3\n4 5 6\n7 8 9\n```\n"
                  "```test Y X\n3, 1, 2\n# a remark\n-6 -4 -5\n```\n");
    const struct cg_test_set *test = &lesson->test;
    const double xs[] = {1, 2, -4, -5}, ys[] = {3, -6};
    assert_int_equal(test->rows, 2);
    assert_int_equal(test->n_values, 2);
    assert_ptr_equal(test->values[0], cg_model_find(&lesson->model, "Y"));
    assert_ptr_equal(test->values[1], cg_model_find(&lesson->model, "X"));
    assert_int_equal(test->numbers[1].rows, 2);
    assert_int_equal(test->numbers[1].cols, 2);
    assert_memory_equal(test->numbers[0].data, ys, sizeof ys);
    assert_memory_equal(test->numbers[1].data, xs, sizeof xs);
    assert_true(cg_env_get(&lesson->env, test->values[0])->data[2] == 9);
    cg_lesson_close(lesson);
}

static void the_seed_draws_the_numbers(void **state)
{
    (void)state;
    const char *texts[] = {"---\nseed: 1\n---\n" MODEL, "---\nseed: 2\n---\n" MODEL, MODEL};
    double drawn[3];
    for (size_t i = 0; i < 3; i++) {
        struct cg_lesson *lesson = open_text(texts[i]);
        drawn[i] = cg_env_get(&lesson->env, cg_model_find(&lesson->model, "W"))->data[0];
        cg_lesson_close(lesson);
    }
    assert_true(drawn[0] != drawn[1]);
    assert_true(drawn[0] == drawn[2]);
}

static void training_is_read(void **state)
{
    (void)state;
    struct cg_lesson *lesson = open_file("lessons/06-xor.md");
    const struct cg_train_options *t = &lesson->training;
    assert_true(lesson->trains);
    assert_int_equal(t->n_params, 4);
    assert_string_equal(t->params[1]->name, "B1");
    assert_int_equal(t->n_rows, 2);
    assert_int_equal(t->optimizer, CG_SGD);
    assert_int_equal(t->batch, 4);
    assert_string_equal(t->loss->name, "J");
    assert_int_equal(lesson->beats[lesson->n_beats - 1].kind, CG_BEAT_TRAIN);
    cg_lesson_close(lesson);
}

static void training_has_defaults(void **state)
{
    (void)state;
    struct cg_lesson *lesson =
        open_text("---\nseed: 5\n---\n```model\nX : 4 x 2\nW : 2 x 1\nJ = sum((X @ W)^2)\n```\n"
                  "```data X\n1 2\n3 4\n5 6\n7 8\n```\n"
                  "```train\nparams = W   # all of it\noptimizer = adam\nrate = .5\n```\n");
    const struct cg_train_options *t = &lesson->training;
    assert_int_equal(t->n_rows, 1);
    assert_string_equal(t->rows[0]->name, "X");
    assert_int_equal(t->seed, 5);
    assert_int_equal(t->optimizer, CG_ADAM);
    assert_int_equal(t->batch, 0);
    assert_true(t->epochs > 0);
    assert_true(t->rate == .5);
    /* what trains was derived, although no line asked for it, and verified */
    const struct cg_derivation *d = cg_book_find(&lesson->book, t->loss, t->params[0]);
    assert_non_null(d);
    assert_true(lesson->checks[d->steps[0]->id].checked);
    cg_lesson_close(lesson);
}

static void training_takes_settings(void **state)
{
    (void)state;
    struct cg_lesson *lesson =
        open_text("```model\nW : 2 x 1\nJ = norm2(W)\n```\n"
                  "```train\nparams = W\noptimizer = adam\nbeta1 = 0.8\nbeta2 = .99\n"
                  "epsilon = 1e-6\nschedule = step ( every = 50 , factor = 0.3 )\nbatch = all\n"
                  "shuffle = no\nstop = -1e-3\npatience = 20\nprecision = f32\n```\n");
    struct cg_train_options *t = &lesson->training;
    assert_true(t->constants.beta1 == 0.8 && t->constants.beta2 == 0.99);
    assert_true(t->constants.epsilon == 1e-6);
    assert_int_equal(t->schedule.kind, CG_STEP);
    assert_int_equal(t->schedule.every, 50);
    assert_true(t->schedule.factor == 0.3);
    assert_true(t->in_order && t->has_stop && t->stop == -1e-3);
    assert_int_equal(t->patience, 20);
    assert_int_equal(t->precision, CG_F32);
    struct cg_error error;
    assert_true(cg_training_set(t, "schedule", "cosine(least = 0.01)", &error));
    assert_int_equal(t->schedule.kind, CG_COSINE);
    assert_true(t->schedule.least == 0.01);
    assert_true(cg_training_set(t, "schedule", "cosine", &error));
    assert_true(t->schedule.least == 0);
    assert_false(cg_training_set(t, "schedule", " step(every = 0)", &error));
    assert_int_equal(error.place.column, 15);
    assert_string_equal(error.file, "schedule");
    assert_false(cg_training_set(t, "rate", "\xff", &error));
    cg_lesson_close(lesson);
}

static void a_bare_model_is_derived_by_its_inputs(void **state)
{
    (void)state;
    const char *text = "A : 1 x 2 = [1, 2]\nB : 1 x 2\nC : 2 x 2\nJ = sum(A * B)\n";
    struct cg_error error;
    struct cg_lesson *lesson = cg_lesson_parse("m.cg", text, strlen(text), &error);
    assert_non_null(lesson);
    const struct cg_value *loss = cg_model_find(&lesson->model, "J");
    assert_non_null(cg_book_find(&lesson->book, loss, cg_model_find(&lesson->model, "A")));
    assert_non_null(cg_book_find(&lesson->book, loss, cg_model_find(&lesson->model, "B")));
    assert_null(cg_book_find(&lesson->book, loss, cg_model_find(&lesson->model, "C")));
    for (size_t i = 0; i < lesson->n_beats; i++) {
        assert_int_equal(lesson->beats[i].kind, CG_BEAT_STEP);
        assert_int_equal(lesson->beats[i].n_narration, 1); /* the rule's sentence */
    }
    cg_lesson_close(lesson);
    lesson = cg_lesson_parse("m.txt", "a = 1\n", 6, &error); /* nothing to derive: still a lesson */
    assert_int_equal(lesson->n_beats, 1);
    cg_lesson_close(lesson);
}

static void titles_come_without_opening(void **state)
{
    (void)state;
    struct cg_arena arena;
    struct cg_error error;
    const char *title;
    int order;
    cg_arena_init(&arena);
    char *path = cg_format(&arena, "%s/lessons/04-output-weights.md", getenv("CHALKGRAD_SOURCE"));
    assert_true(cg_lesson_title(path, &arena, &title, &order, &error));
    assert_string_equal(title, "The weights of the output layer");
    assert_int_equal(order, 4);
    assert_false(cg_lesson_title("/nowhere.md", &arena, &title, &order, &error));
    cg_arena_finish(&arena);
}

/* Promise 1: every line of every lesson in the tree was checked, and holds. */
static void the_lessons_open_and_hold(void **state)
{
    (void)state;
    const char *const names[] = {"lessons/03-output-bias.md", "lessons/04-output-weights.md",
                                 "lessons/06-xor.md"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct cg_error error;
        struct cg_lesson *lesson = open_file(names[i]);
        assert_int_equal(cg_lesson_check(lesson, 0, &error), lesson->n_claims);
        for (size_t id = 0; id < lesson->book.n_steps; id++) {
            assert_true(lesson->checks[id].checked && lesson->checks[id].holds);
            assert_true(lesson->checks[id].forward_error < CG_TOLERANCE);
        }
        for (size_t b = 0; b < lesson->n_beats; b++)
            assert_true(lesson->beats[b].n_narration > 0 || lesson->beats[b].kind == CG_BEAT_CLAIM);
        cg_lesson_close(lesson);
    }
    cg_lesson_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_matter_is_read),
        cmocka_unit_test(the_first_heading_is_the_title),
        cmocka_unit_test(prose_keeps_its_spans),
        cmocka_unit_test(later_blocks_add_to_the_model),
        cmocka_unit_test(data_goes_to_its_columns),
        cmocka_unit_test(test_rows_are_kept_apart),
        cmocka_unit_test(the_seed_draws_the_numbers),
        cmocka_unit_test(training_is_read),
        cmocka_unit_test(training_has_defaults),
        cmocka_unit_test(training_takes_settings),
        cmocka_unit_test(a_bare_model_is_derived_by_its_inputs),
        cmocka_unit_test(titles_come_without_opening),
        cmocka_unit_test(the_lessons_open_and_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
