#include "../test.h"

#include "app/replay.h"

#include <stdlib.h>
#include <string.h>

static bool parse(struct replay *replay, struct cg_arena *arena, const char *text,
                  struct cg_error *error)
{
    return replay_parse(replay, arena, "events.txt", text, strlen(text), error);
}

static void every_event_is_read(void **state)
{
    (void)state;
    struct cg_arena arena;
    struct replay replay;
    struct cg_error error;
    cg_arena_init(&arena);
    assert_true(
        parse(&replay, &arena,
              "# a comment\n\n  key Right\nkey Shift+Tab \nkey ?\nclick 10 20.5\nmove -1 2\n"
              "drag 3 4\nleave\nwheel -2\nresize 1920 1080\ntheme light\nwait 0.5\nsettle\n"
              "scene a b.txt\r\nscreenshot x.png",
              &error));
    const enum replay_kind kinds[] = {REPLAY_KEY,    REPLAY_KEY,       REPLAY_KEY,   REPLAY_CLICK,
                                      REPLAY_MOVE,   REPLAY_DRAG,      REPLAY_LEAVE, REPLAY_WHEEL,
                                      REPLAY_RESIZE, REPLAY_THEME,     REPLAY_WAIT,  REPLAY_SETTLE,
                                      REPLAY_SCENE,  REPLAY_SCREENSHOT};
    assert_int_equal(replay.count, sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < replay.count; i++)
        assert_int_equal(replay.events[i].kind, kinds[i]);
    assert_string_equal(replay.events[0].text, "Right");
    assert_false(replay.events[0].shift);
    assert_string_equal(replay.events[1].text, "Tab");
    assert_true(replay.events[1].shift);
    assert_true(replay.events[3].x == 10 && replay.events[3].y == 20.5);
    assert_true(replay.events[7].x == -2);
    assert_int_equal(replay.events[9].theme, CG_THEME_LIGHT);
    assert_string_equal(replay.events[12].text, "a b.txt");
    cg_arena_finish(&arena);
}

static void mistakes_have_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line, column;
        const char *says;
    } cases[] = {
        {"kez Right", 1, 1, "not an event"},
        {"\n\n  clock 1 2", 3, 3, "not an event"},
        {"click 1", 1, 8, "number"},
        {"click 1 x", 1, 9, "number"},
        {"click 1 2x", 1, 9, "number"},
        {"click 1 2 3", 1, 11, "end here"},
        {"wait -1", 1, 6, "range"},
        {"wait nan", 1, 6, "range"},
        {"wait 1e99", 1, 6, "range"},
        {"resize 0 5", 1, 8, "range"},
        {"key", 1, 4, "missing"},
        {"key Left\nscene  ", 2, 8, "missing"},
        {"theme sepia", 1, 7, "dark or light"},
        {"settle now", 1, 8, "end here"},
        {"leave\nδδ", 2, 1, "not an event"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cg_arena arena;
        struct replay replay;
        struct cg_error error;
        cg_arena_init(&arena);
        assert_false(parse(&replay, &arena, cases[i].text, &error));
        assert_int_equal(error.place.line, cases[i].line);
        assert_int_equal(error.place.column, cases[i].column);
        assert_string_equal(error.file, "events.txt");
        if (!strstr(error.text, cases[i].says))
            fail_msg("%s: %s", cases[i].text, error.text);
        assert_false(error.machine);
        cg_arena_finish(&arena);
    }
}

static void an_endless_script_is_refused(void **state)
{
    (void)state;
    struct cg_arena arena;
    struct replay replay;
    struct cg_error error;
    struct cg_strbuf text;
    cg_arena_init(&arena);
    cg_strbuf_init(&text);
    for (int i = 0; i < 100001; i++)
        cg_put(&text, "leave\n");
    assert_false(parse(&replay, &arena, text.text, &error));
    assert_int_equal(error.place.line, 100001);
    cg_strbuf_finish(&text);
    cg_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_is_read),
        cmocka_unit_test(mistakes_have_a_place),
        cmocka_unit_test(an_endless_script_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
