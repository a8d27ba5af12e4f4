#include "../test.h"

#include "app/commands.h"

#include <chalkgrad/file.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct world {
    struct cg_arena arena;
    char folder[32];
    const char *lesson;
};

static int set_up(void **state)
{
    struct world *world = test_malloc(sizeof *world);
    cg_arena_init(&world->arena);
    strcpy(world->folder, "/tmp/chalkgrad-show-XXXXXX");
    world->lesson =
        cg_format(&world->arena, "%s/lessons/04-output-weights.md", getenv("CHALKGRAD_SOURCE"));
    *state = world;
    return mkdtemp(world->folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    cg_arena_finish(&world->arena);
    int status = rmdir(world->folder); /* nothing may be left behind, not even a temporary file */
    test_free(world);
    return status;
}

/* Runs a command with up to a dozen arguments; NULL ends them. */
static int run(int (*command)(int, char **), const char *const *arguments)
{
    char *argv[16];
    int argc = 0;
    argv[argc++] = "chalkgrad";
    for (; arguments[argc - 1]; argc++)
        argv[argc] = (char *)arguments[argc - 1];
    argv[argc] = NULL;
    return command(argc, argv);
}

static const char *path(struct world *world, const char *name)
{
    return cg_format(&world->arena, "%s/%s", world->folder, name);
}

/* The file's bytes; it is removed. NULL where there is none. */
static const char *taken(struct world *world, const char *file)
{
    size_t size;
    struct cg_error error;
    const char *text = cg_read_file(&world->arena, file, 10000000, &size, &error);
    unlink(file);
    return text;
}

static void a_picture_of_each_kind(void **state)
{
    struct world *world = *state;
    static const char *const names[][2] = {{"a.png", "\x89PNG"},
                                           {"a.PNG", "\x89PNG"},
                                           {"a.svg", "<?xml"},
                                           {"a.txt", "scene 1024.0 640.0 #fbf7ef"}};
    for (size_t i = 0; i < 4; i++) {
        const char *out = path(world, names[i][0]);
        assert_int_equal(
            run(command_show, (const char *[]){world->lesson, "--step", "9", "--size", "1024x640",
                                               "--theme", "light", "-o", out, NULL}),
            0);
        const char *text = taken(world, out);
        assert_non_null(text);
        assert_memory_equal(text, names[i][1], strlen(names[i][1]));
    }
}

static void options_change_the_scene(void **state)
{
    struct world *world = *state;
    const char *out = path(world, "a.txt");
    static const char *const options[][2] = {
        {"--step", "12"},     {"--step", "20"},   {"--theme", "light"}, {"--rung", "numbers"},
        {"--rung", "matrix"}, {"--phase", "0.5"}, {"--size", "800x600"}};
    const char *scenes[8];
    for (size_t i = 0; i < 8; i++) {
        const char *option = i ? options[i - 1][0] : "--step", *value = i ? options[i - 1][1] : "9";
        const char *step = i && !strcmp(option, "--step") ? value : "9";
        assert_int_equal(run(command_show, (const char *[]){"--step", step, option, value,
                                                            world->lesson, "-o", out, NULL}),
                         0);
        scenes[i] = taken(world, out);
        for (size_t k = 0; k < i; k++)
            if (strcmp(scenes[i], scenes[k]) == 0)
                fail_msg("%s %s changes nothing against %zu", option, value, k);
    }
}

static void a_wrong_command_line_is_status_2(void **state)
{
    struct world *world = *state;
    const char *lesson = world->lesson, *out = path(world, "a.png");
    const char *const lines[][8] = {
        {lesson, NULL},
        {"-o", out, NULL},
        {lesson, lesson, "-o", out, NULL},
        {lesson, "-o", out, "--step", "0", NULL},
        {lesson, "-o", out, "--step", "1.5", NULL},
        {lesson, "-o", out, "--step", "999", NULL},
        {lesson, "-o", out, "--size", "1280", NULL},
        {lesson, "-o", out, "--size", "1280x720x3", NULL},
        {lesson, "-o", out, "--scale", "0", NULL},
        {lesson, "-o", out, "--theme", "sepia", NULL},
        {lesson, "-o", out, "--rung", "top", NULL},
        {lesson, "-o", out, "--phase", "nan", NULL},
        {lesson, "-o", out, "--unknown", NULL},
        {lesson, "-o", out, "--replay", "x", NULL},
        {lesson, "-o", path(world, "a.xyz"), NULL},
        {lesson, "-o", path(world, "picture"), NULL},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (run(command_show, lines[i]) != EXIT_USAGE)
            fail_msg("line %zu", i);
        assert_null(taken(world, out));
    }
    assert_int_equal(run(command_view, (const char *[]){"dervie", NULL}), EXIT_USAGE);
    assert_int_equal(run(command_view, (const char *[]){lesson, "-o", out, NULL}), EXIT_USAGE);
    /* before a window is opened, not when it closes */
    assert_int_equal(run(command_view, (const char *[]){lesson, "--screenshot", "a.gif", NULL}),
                     EXIT_USAGE);
}

static void files_that_fail_are_status_3(void **state)
{
    struct world *world = *state;
    assert_int_equal(
        run(command_show, (const char *[]){"/no/such/lesson.md", "-o", path(world, "a.png"), NULL}),
        EXIT_MACHINE);
    assert_int_equal(
        run(command_show, (const char *[]){world->lesson, "-o", "/no/such/folder/a.png", NULL}),
        EXIT_MACHINE);
    assert_int_equal(
        run(command_view, (const char *[]){world->lesson, "--replay", "/no/such/events", NULL}),
        EXIT_MACHINE);
}

static void a_wrong_lesson_or_script_is_status_1(void **state)
{
    struct world *world = *state;
    const char *lesson = path(world, "wrong.md"), *events = path(world, "events.txt");
    static const char *const text = "```model\nX : 1 x\n```\n";
    assert_true(cg_write_file(lesson, text, strlen(text), NULL));
    assert_int_equal(run(command_show, (const char *[]){lesson, "-o", path(world, "a.png"), NULL}),
                     EXIT_LESSON);
    assert_true(cg_write_file(events, "key\n", 4, NULL));
    assert_int_equal(run(command_view, (const char *[]){world->lesson, "--replay", events, NULL}),
                     EXIT_LESSON);
    unlink(lesson);
    unlink(events);
}

static void a_replay_writes_what_it_is_asked_for(void **state)
{
    struct world *world = *state;
    const char *events = path(world, "events.txt"), *scene = path(world, "end.txt"),
               *picture = path(world, "end.png"), *middle = path(world, "middle.txt"),
               *shown = path(world, "shown.txt");
    const char *text =
        cg_format(&world->arena, "key Right\nsettle\nscene %s\nkey Right\nsettle\n", middle);
    assert_true(cg_write_file(events, text, strlen(text), NULL));
    assert_int_equal(
        run(command_view, (const char *[]){world->lesson, "--replay", events, "--scene", scene,
                                           "--screenshot", picture, NULL}),
        0);
    assert_memory_equal(taken(world, picture), "\x89PNG", 4);
    const char *at_end = taken(world, scene), *at_middle = taken(world, middle);
    assert_string_not_equal(at_end, at_middle);
    assert_int_equal(
        run(command_show, (const char *[]){world->lesson, "--step", "3", "-o", shown, NULL}), 0);
    assert_string_equal(taken(world, shown), at_end);
    unlink(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_picture_of_each_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(options_change_the_scene, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_command_line_is_status_2, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_that_fail_are_status_3, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_lesson_or_script_is_status_1, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_replay_writes_what_it_is_asked_for, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
