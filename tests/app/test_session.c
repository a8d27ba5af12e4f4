#include "../test.h"

#include "app/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    struct cg_fonts *fonts;
    struct cg_arena arena;
    struct session session;
    struct cg_error error;
};

static int set_up(void **state)
{
    struct world *world = test_malloc(sizeof *world);
    world->fonts = cg_fonts_create(&world->error);
    cg_arena_init(&world->arena);
    setenv("CHALKGRAD_LESSONS", cg_format(&world->arena, "%s/lessons", getenv("CHALKGRAD_SOURCE")),
           1);
    session_init(&world->session, world->fonts, 1280, 720);
    *state = world;
    return world->fonts ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    session_finish(&world->session);
    cg_arena_finish(&world->arena);
    cg_fonts_destroy(world->fonts);
    test_free(world);
    return 0;
}

static void open_lesson(struct world *world, const char *name)
{
    const char *path = cg_format(&world->arena, "%s/lessons/%s", getenv("CHALKGRAD_SOURCE"), name);
    if (!session_open(&world->session, path, &world->error))
        fail_msg("%s:%d: %s", path, world->error.place.line, world->error.text);
}

/* The scene as text, in the world's arena. */
static const char *scene(struct world *world)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_scene_dump(&text, session_scene(&world->session));
    const char *copy = cg_strdup(&world->arena, text.text);
    cg_strbuf_finish(&text);
    return copy;
}

static void run(struct world *world, const char *script)
{
    struct replay replay;
    if (!replay_parse(&replay, &world->arena, "test", script, strlen(script), &world->error) ||
        !replay_run(&replay, &world->session, 1, &world->error))
        fail_msg("%s", world->error.text);
}

static void same_text(const char *forward, const char *back, size_t stop)
{
    if (strcmp(forward, back) == 0)
        return;
    size_t i = 0, line = 0;
    for (; forward[i] && forward[i] == back[i]; i++)
        line = forward[i] == '\n' ? i + 1 : line;
    fail_msg("stop %zu differs:\n%.*s\n%.*s", stop, (int)strcspn(forward + line, "\n"),
             forward + line, (int)strcspn(back + line, "\n"), back + line);
}

/* To the end and back to the start: at each stop the same scene both ways. */
static void there_and_back(struct world *world, const char *name)
{
    enum { MOST = 400 };
    static const char *const step = "key Right\nsettle\n", *const back = "key Left\nsettle\n";
    const char *scenes[MOST];
    open_lesson(world, name);
    run(world, "settle\n");
    size_t stops = cg_board_beats(world->session.board, CG_DEPTH_RULES), count = 0;
    assert_true(stops >= 5);
    scenes[count++] = scene(world);
    while (world->session.position.beat + 1 < stops) {
        run(world, step);
        assert_true(count < MOST);
        scenes[count++] = scene(world);
        assert_string_not_equal(scenes[count - 1], scenes[count - 2]);
    }
    for (count--; count > 0; count--) {
        run(world, back);
        same_text(scenes[count - 1], scene(world), count);
    }
}

static void back_is_as_exact_as_forward(void **state)
{
    there_and_back(*state, "03-output-bias.md");
    there_and_back(*state, "04-output-weights.md");
    there_and_back(*state, "06-xor.md");
}

static void seeking_gives_what_stepping_gives(void **state)
{
    struct world *world = *state;
    open_lesson(world, "04-output-weights.md");
    run(world, "settle\n");
    for (int i = 0; i < 6; i++)
        run(world, "key Right\nsettle\n");
    const char *stepped = scene(world);
    assert_true(session_go(&world->session, 7));
    same_text(stepped, scene(world), 7);
    assert_false(session_go(&world->session, 0));
    assert_false(session_go(&world->session, 1000));
}

/* All that a script can do, twice: the same scene and the same training, to the last digit. */
static void a_replay_repeats(void **state)
{
    struct world *world = *state;
    static const char *const script =
        "key End\nsettle\nkey Space\nwait 0.7\nkey Space\nwait 0.2\nmove 400 300\nresize 1600 900\n"
        "theme light\nclick 900 500\nwait 0.033\nkey G\nwheel -2\nsettle\nwheel 2\nwait 0.1\n";
    const char *scenes[2];
    for (int i = 0; i < 2; i++) {
        session_finish(&world->session);
        session_init(&world->session, world->fonts, 1280, 720);
        open_lesson(world, "06-xor.md");
        run(world, script);
        scenes[i] = scene(world);
    }
    same_text(scenes[0], scenes[1], 0);
}

static void at_rest_nothing_moves(void **state)
{
    struct world *world = *state;
    open_lesson(world, "04-output-weights.md");
    run(world, "settle\n");
    session_scene(&world->session);
    assert_false(session_advance(&world->session, 1.0 / 60));
    assert_false(world->session.dirty); /* so that the window may sleep */
    session_key(&world->session, "Right", false);
    assert_true(world->session.dirty);
    assert_true(session_advance(&world->session, 1.0 / 60));
}

static void the_browser_opens_and_takes_back(void **state)
{
    struct world *world = *state;
    struct session *session = &world->session;
    const char *browser = scene(world);
    assert_true(session->library.count >= 3);
    assert_non_null(strstr(browser, "The weights of the output layer"));
    assert_non_null(strstr(browser, "hit lesson"));
    session_theme(session, CG_THEME_LIGHT);
    const struct cg_scene *drawn = session_scene(session);
    for (size_t i = 0; i < drawn->n_hits; i++)
        if (drawn->hits[i].kind == CG_HIT_LESSON && drawn->hits[i].a == 1) {
            struct cg_box box = drawn->hits[i].box;
            session_click(session, box.x + 2, box.y + 2);
            break;
        }
    assert_non_null(session->board);
    assert_string_equal(session_title(session), session->library.cards[1].title);
    assert_int_equal(session->position.theme, CG_THEME_LIGHT);
    session_key(session, "T", false);
    session_key(session, "Escape", false);
    assert_null(session->board);
    assert_int_equal(session->theme, CG_THEME_DARK); /* the lesson's theme is kept */
    assert_int_equal(session->browser.selected, 1);
    assert_false(session->quit);
    session_key(session, "Return", false); /* this one, though there is a row below */
    assert_non_null(session->board);
    assert_string_equal(session_title(session), session->library.cards[1].title);
    session_key(session, "Escape", false);
    session_key(session, "End", false);
    session_key(session, "Down", false); /* there is no row below */
    assert_null(session->board);
    session_key(session, "Return", false);
    assert_string_equal(session_title(session),
                        session->library.cards[session->library.count - 1].title);
    session_key(session, "Escape", false);
    session_key(session, "Escape", false);
    assert_true(session->quit);
}

static void fullscreen_is_wished_for_anywhere(void **state)
{
    struct world *world = *state;
    session_key(&world->session, "F", false);
    assert_true(world->session.fullscreen);
    open_lesson(world, "03-output-bias.md");
    session_key(&world->session, "F11", false);
    assert_false(world->session.fullscreen);
}

static void half_notches_add_up(void **state)
{
    struct world *world = *state;
    open_lesson(world, "03-output-bias.md");
    for (int i = 0; i < 3; i++)
        session_wheel(&world->session, 0.5f);
    run(world, "settle\n");
    assert_int_equal(world->session.position.beat, 1);
    session_wheel(&world->session, 0.5f);
    assert_int_equal(world->session.position.beat, 2);
    session_wheel(&world->session, -2);
    assert_int_equal(world->session.position.beat, 0);
}

/* A folder with a good lesson without an order, a broken one, and what is no lesson. */
static void a_broken_lesson_is_a_card_that_says_so(void **state)
{
    struct world *world = *state;
    char folder[] = "/tmp/chalkgrad-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    static const char *const files[][2] = {
        {"b.md", "---\ntitle: The last\n---\n\n```model\nX : 1 x 2\nJ = sum(X)\n```\n"},
        {"z.md", "---\ntitle: Broken\norder: 1\n---\n\n```model\nX : 1 x 2\nJ = sum(Q)\n```\n"},
        {"notes.txt", "no lesson"},
        {".hidden.md", "no lesson either"},
    };
    for (size_t i = 0; i < 4; i++) {
        FILE *file = fopen(cg_format(&world->arena, "%s/%s", folder, files[i][0]), "w");
        fputs(files[i][1], file);
        fclose(file);
    }
    setenv("CHALKGRAD_LESSONS", folder, 1);
    const char *browser = scene(world);
    assert_int_equal(world->session.library.count, 2);
    assert_string_equal(world->session.library.cards[0].title, "Broken");
    assert_string_equal(world->session.library.cards[1].title, "The last");
    session_key(&world->session, "Return", false);
    assert_null(world->session.board);
    assert_non_null(strstr(world->session.library.cards[0].problem, "line 8"));
    assert_string_not_equal(browser, scene(world));
    for (size_t i = 0; i < 4; i++)
        unlink(cg_format(&world->arena, "%s/%s", folder, files[i][0]));
    rmdir(folder);
}

static void no_lessons_no_crash(void **state)
{
    struct world *world = *state;
    setenv("CHALKGRAD_LESSONS", "/no/such/folder", 1);
    assert_non_null(strstr(scene(world), "/no/such/folder"));
    session_key(&world->session, "Return", false);
    session_key(&world->session, "Down", false);
    session_click(&world->session, 640, 360);
    assert_false(world->session.quit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(back_is_as_exact_as_forward, set_up, tear_down),
        cmocka_unit_test_setup_teardown(seeking_gives_what_stepping_gives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_replay_repeats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_rest_nothing_moves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_browser_opens_and_takes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fullscreen_is_wished_for_anywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(half_notches_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_lesson_is_a_card_that_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_lessons_no_crash, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
