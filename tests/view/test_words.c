/* Narration, the coloured maths in it, hints, help and the browser. */
#include "../test.h"

#include "view/browser.h"
#include "view/flow.h"
#include "view/help.h"
#include "view/keys.h"
#include "view/widgets.h"

#include <stdlib.h>
#include <string.h>

struct words {
    struct cg_fonts *fonts;
    struct cg_scene scene;
    struct cg_lesson lesson;
    struct cg_letters letters;
    struct cg_position at;
    struct cg_frame frame;
    struct cg_strbuf text;
};

static const char model[] =
    "dims h = 3, y = 2\nH : 1 x h\nW : h x y\nW1 : h x h as W_1\nB : 1 x y\n"
    "Ystar : 1 x y as Y^*\nf = sigmoid\nY = f(H @ W + B)\n"
    "J = 1/2 * sum((Y - Ystar)^2)\n";

static int set_up(void **state)
{
    struct words *words = test_calloc(1, sizeof *words);
    struct cg_error error;
    words->fonts = cg_fonts_create(&error);
    cg_scene_init(&words->scene);
    cg_strbuf_init(&words->text);
    cg_arena_init(&words->lesson.arena);
    cg_model_init(&words->lesson.model, &words->lesson.arena, "words");
    assert_true(cg_model_add(&words->lesson.model, model, strlen(model), 1, &error));
    cg_book_init(&words->lesson.book, &words->lesson.model, &words->lesson.arena);
    for (const char *letter = "ijklmn"; *letter; letter++)
        words->letters.known[(unsigned char)*letter] = true;
    cg_scene_begin(&words->scene, 1280, 720, cg_theme(CG_THEME_DARK)->background);
    words->frame = (struct cg_frame){.scene = &words->scene,
                                     .fonts = words->fonts,
                                     .theme = cg_theme(CG_THEME_DARK),
                                     .lesson = &words->lesson,
                                     .letters = &words->letters,
                                     .position = &words->at,
                                     .em = 20};
    *state = words;
    return 0;
}

static int tear_down(void **state)
{
    struct words *words = *state;
    cg_fonts_destroy(words->fonts);
    cg_scene_finish(&words->scene);
    cg_strbuf_finish(&words->text);
    cg_arena_finish(&words->lesson.arena);
    test_free(words);
    return 0;
}

static const char *inked(struct words *words, const char *tex, struct cg_objects *objects)
{
    *objects = (struct cg_objects){.arena = &words->scene.arena};
    return cg_ink_tex(&words->scene.arena, &words->lesson.model, &words->lesson.book,
                      &words->letters, tex, objects);
}

static void names_and_indices_become_objects(void **state)
{
    struct words *words = *state;
    struct cg_objects objects;
    assert_string_equal(inked(words, "H_k", &objects), "\\obj{1}{H}_{\\obj{2}{k}}");
    assert_int_equal(objects.objects[0].kind, CG_OBJECT_VALUE);
    assert_string_equal(objects.objects[0].value->name, "H");
    assert_int_equal(objects.objects[1].kind, CG_OBJECT_INDEX);
    assert_int_equal(objects.objects[1].index.letter, 'k');
    assert_string_equal(inked(words, "Y^*_i", &objects), "\\obj{1}{Y}_{\\obj{2}{i}}^{\\obj{3}{*}}");
    assert_string_equal(objects.objects[0].value->name, "Ystar");
    assert_string_equal(inked(words, "W_1 + W", &objects),
                        "\\obj{1}{W}_{\\obj{2}{1}} + \\obj{3}{W}");
    assert_string_equal(objects.objects[0].value->name, "W1");
    assert_string_equal(objects.objects[2].value->name, "W");
    assert_string_equal(inked(words, "\\delta_{ik}", &objects),
                        "\\obj{1}{\\delta}_{\\obj{2}{i}\\obj{3}{k}}");
    assert_int_equal(objects.objects[0].kind, CG_OBJECT_DELTA);
    assert_string_equal(inked(words, "f'(\\text{H})", &objects), "\\obj{1}{f}'(\\text{H})");
    assert_int_equal(objects.objects[0].kind, CG_OBJECT_FUNCTION);
    assert_string_equal(inked(words, "\\sum_i^h x", &objects), "\\sum_{\\obj{1}{i}}^{h} x");
}

/* A gradient's signs have one colour, above and below the bar. */
static void derivatives_have_the_ink_of_what_they_are(void **state)
{
    struct words *words = *state;
    struct cg_objects objects;
    assert_string_equal(inked(words, "\\frac{\\partial J}{\\partial W}", &objects),
                        "\\frac{\\obj{1}{\\partial} \\obj{2}{J}}{\\obj{3}{\\partial} \\obj{4}{W}}");
    struct cg_color gradient = words->frame.theme->gradient;
    for (size_t i = 0; i < 3; i += 2) {
        struct cg_color ink = cg_object_ink(words->frame.theme, &objects.objects[i]);
        assert_memory_equal(&ink, &gradient, sizeof ink);
    }
    inked(words, "\\partial Y_i/\\partial W_{kl}", &objects);
    struct cg_color y = cg_value_ink(words->frame.theme, objects.objects[0].value);
    struct cg_color below = cg_object_ink(words->frame.theme, &objects.objects[3]);
    assert_memory_equal(&y, &below, sizeof y);
}

/* Whatever is written: colours never break what could be typeset, and never crash. */
static void odd_maths_is_survived(void **state)
{
    struct words *words = *state;
    static const char *const odd[] = {
        "",     "\\",     "_",        "^",         "H_",    "H^^k",    "{{{",  "}}}",
        "H_{",  "\\frac", "\\delta_", "\\partial", "\\par", "H_k_k_k", "_{_{", "\\partial\\partial",
        "é^∂_ö"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct cg_objects objects;
        assert_non_null(inked(words, odd[i], &objects));
        struct cg_flow *flow = cg_flow_create(&words->frame, &words->letters, 20, 300);
        cg_flow_math(flow, odd[i], false);
        cg_flow_draw(flow, 0, 0, 1000);
    }
    char deep[3000];
    memset(deep, '{', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    struct cg_objects objects;
    assert_non_null(inked(words, deep, &objects));
}

static void fill_flow(struct words *words, struct cg_flow *flow)
{
    struct cg_span spans[] = {
        {CG_SPAN_TEXT, "For every cell only the sheet with ", false},
        {CG_SPAN_MATH, "i = l", false},
        {CG_SPAN_TEXT, " is not zero: the ", false},
        {CG_SPAN_EMPHASIS, "Kronecker delta", false},
        {CG_SPAN_TEXT, " switches ", false},
        {CG_SPAN_STRONG, "all others", false},
        {CG_SPAN_TEXT, " off. ", false},
        {CG_SPAN_CODE, "H.T @ ((Y - Ystar) * f'(Z))", false},
        {CG_SPAN_TEXT, " is unpronounceablyandunbreakablylongasawordasyoucansee.", false},
        {CG_SPAN_MATH, "\\frac{\\partial J}{\\partial W_{kl}} = \\sum_i (Y_i - Y^*_i) H_k", true},
        {CG_SPAN_TEXT, "And so on.", false}};
    cg_flow_spans(flow, spans, sizeof spans / sizeof *spans, words->frame.theme->text);
}

/* Everything drawn lies within the flow's width and height, at any width. */
static void words_stay_in_their_box(void **state)
{
    struct words *words = *state;
    for (float width = 90; width < 1400; width *= 1.2f) {
        cg_scene_begin(&words->scene, 1600, 900, words->frame.theme->background);
        struct cg_flow *flow = cg_flow_create(&words->frame, &words->letters, 20, width);
        fill_flow(words, flow);
        float height = cg_flow_height(flow);
        assert_true(cg_flow_width(flow) <= width + 0.01f);
        cg_flow_draw(flow, 100, 50, height);
        for (size_t i = 0; i < words->scene.n_items; i++) {
            const struct cg_item *item = &words->scene.items[i];
            if (item->kind != CG_ITEM_GLYPHS)
                continue;
            float size = item->u.glyphs.size, right = item->u.glyphs.x;
            if (item->u.glyphs.count > 0)
                right += item->u.glyphs.glyphs[item->u.glyphs.count - 1].x * size;
            assert_true(item->u.glyphs.x >= 99.9f && right <= 100 + width);
            assert_true(item->u.glyphs.y - 0.5f * size >= 50);
            assert_true(item->u.glyphs.y <= 50 + height);
        }
    }
}

static void a_narrower_flow_has_more_lines(void **state)
{
    struct words *words = *state;
    size_t before = 0;
    for (float width = 1200; width > 100; width /= 2) {
        struct cg_flow *flow = cg_flow_create(&words->frame, &words->letters, 20, width);
        fill_flow(words, flow);
        assert_true(cg_flow_lines(flow) > before);
        before = cg_flow_lines(flow);
    }
}

static void punctuation_stays_with_its_formula(void **state)
{
    struct words *words = *state;
    for (float width = 60; width < 400; width += 7) {
        cg_scene_begin(&words->scene, 1600, 900, words->frame.theme->background);
        struct cg_flow *flow = cg_flow_create(&words->frame, &words->letters, 20, width);
        cg_flow_text(flow, CG_FACE_TEXT, words->frame.theme->text, "some words (");
        cg_flow_math(flow, "H_k", false);
        cg_flow_text(flow, CG_FACE_TEXT, words->frame.theme->text, "), more words");
        cg_flow_draw(flow, 0, 0, 1000);
        float formula = -1, behind = -2;
        for (size_t i = 0; i < words->scene.n_items; i++) {
            const struct cg_item *item = &words->scene.items[i];
            if (item->u.glyphs.face == CG_FACE_MATH && formula < 0)
                formula = item->u.glyphs.y;
            if (item->u.glyphs.text && strncmp(item->u.glyphs.text, ")", 1) == 0)
                behind = item->u.glyphs.y;
        }
        assert_float_equal(formula, behind, 0.01);
    }
}

static void text_is_cut_between_letters(void **state)
{
    struct words *words = *state;
    const char *text = "∂J/∂W über alle Zeilen";
    for (float width = 0; width < 300; width += 3) {
        const char *cut = cg_fit_text(&words->frame, CG_FACE_TEXT, 20, text, width);
        assert_true(cg_text_width(words->fonts, &words->scene.arena, CG_FACE_TEXT, 20, cut) <=
                    width);
        for (const char *at = cut; *at;)
            assert_int_not_equal(cg_utf8_next(&at, at + strlen(at)), 0xFFFD);
    }
    assert_ptr_equal(cg_fit_text(&words->frame, CG_FACE_TEXT, 20, text, 500), text);
}

static void help_lists_every_key(void **state)
{
    struct words *words = *state;
    static const float sizes[][2] = {{1280, 720}, {700, 900}, {3840, 2160}, {400, 300}};
    for (size_t s = 0; s < 4; s++) {
        cg_scene_begin(&words->scene, sizes[s][0], sizes[s][1], words->frame.theme->background);
        words->frame.em = cg_canvas_em(sizes[s][0], sizes[s][1]);
        cg_help_draw(&words->frame);
        cg_strbuf_clear(&words->text);
        cg_scene_dump(&words->text, &words->scene);
        size_t count;
        const struct cg_key *keys = cg_keys(&count);
        for (size_t i = 0; i < count; i++)
            if (keys[i].what)
                assert_non_null(strstr(words->text.text, keys[i].what));
        for (size_t i = 0; i < words->scene.n_items; i++) {
            const struct cg_item *item = &words->scene.items[i];
            if (item->kind == CG_ITEM_GLYPHS)
                assert_true(item->u.glyphs.x >= 0 && item->u.glyphs.y < sizes[s][1]);
        }
    }
}

static void every_action_has_a_key(void **state)
{
    (void)state;
    size_t count;
    const struct cg_key *keys = cg_keys(&count);
    for (int action = CG_ACTION_NEXT; action < CG_ACTION_LEAVE; action++) {
        bool found = false;
        for (size_t i = 0; i < count; i++)
            found = found || (int)keys[i].action == action;
        assert_true(found);
    }
    assert_int_equal(cg_key_action("Right", false), CG_ACTION_NEXT);
    assert_int_equal(cg_key_action("PageDown", false), CG_ACTION_NEXT);
    assert_int_equal(cg_key_action("PageUp", false), CG_ACTION_PREVIOUS);
    assert_int_equal(cg_key_action("Tab", true), CG_ACTION_RUNG_BACK);
    assert_int_equal(cg_key_action("Tab", false), CG_ACTION_RUNG);
    assert_int_equal(cg_key_action("/", true), CG_ACTION_HELP);
    assert_int_equal(cg_key_action("/", false), CG_ACTION_NONE);
    assert_int_equal(cg_key_action("", false), CG_ACTION_NONE);
    assert_int_equal(cg_key_action("Q", false), CG_ACTION_NONE);
}

static const struct cg_card cards[] = {{"The bias", "03.md", 3, NULL},
                                       {"The weights", "04.md", 4, NULL},
                                       {"Broken", "05.md", 5, "05.md:2:1: error: no such name"},
                                       {"XOR", "06.md", 6, NULL},
                                       {"More", "07.md", 7, NULL}};

static void cards_can_be_chosen_by_keys_and_clicks(void **state)
{
    struct words *words = *state;
    struct cg_browser browser = {.cards = cards, .n_cards = 5};
    assert_true(cg_browser_act(&browser, words->fonts, CG_ACTION_NEXT, 1280, 720));
    assert_true(cg_browser_act(&browser, words->fonts, CG_ACTION_OPEN, 1280, 720));
    assert_int_equal(browser.selected, 4);
    assert_false(cg_browser_act(&browser, words->fonts, CG_ACTION_NEXT, 1280, 720));
    assert_true(cg_browser_act(&browser, words->fonts, CG_ACTION_FIRST, 1280, 720));
    assert_false(cg_browser_act(&browser, words->fonts, CG_ACTION_BACK, 1280, 720));
    /* In a low window the last card is scrolled to. */
    assert_true(cg_browser_act(&browser, words->fonts, CG_ACTION_LAST, 400, 260));
    cg_scene_begin(&words->scene, 400, 260, words->frame.theme->background);
    cg_browser_draw(&browser, words->fonts, &words->scene);
    bool seen = false;
    for (size_t i = 0; i < words->scene.n_hits; i++) {
        const struct cg_hit *hit = &words->scene.hits[i];
        if (hit->kind == CG_HIT_LESSON && hit->a == 4)
            seen = hit->box.y >= 0 && hit->box.y + hit->box.h <= 260;
    }
    assert_true(seen);
}

static void an_empty_browser_says_what_to_do(void **state)
{
    struct words *words = *state;
    struct cg_browser browser = {.folder = "/no/lessons"};
    assert_false(cg_browser_act(&browser, words->fonts, CG_ACTION_NEXT, 1280, 720));
    cg_browser_draw(&browser, words->fonts, &words->scene);
    cg_scene_dump(&words->text, &words->scene);
    assert_non_null(strstr(words->text.text, "/no/lessons"));
    assert_non_null(strstr(words->text.text, "LESSON.md"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(names_and_indices_become_objects),
        TEST(derivatives_have_the_ink_of_what_they_are),
        TEST(odd_maths_is_survived),
        TEST(words_stay_in_their_box),
        TEST(a_narrower_flow_has_more_lines),
        TEST(punctuation_stays_with_its_formula),
        TEST(text_is_cut_between_letters),
        TEST(help_lists_every_key),
        TEST(every_action_has_a_key),
        TEST(cards_can_be_chosen_by_keys_and_clicks),
        TEST(an_empty_browser_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
