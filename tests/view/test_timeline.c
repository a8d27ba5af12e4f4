#include "../test.h"

#include "view/chrome.h"
#include "view/widgets.h"

#include <chalkgrad/prng.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BEATS = 400, MOST_CHAPTERS = 40 };

static const char *const titles[] = {"the error",
                                     "one output, one weight",
                                     "the collapse",
                                     "outer product",
                                     "a very long name of a chapter that nobody "
                                     "would ever write, but somebody does",
                                     "δ"};

struct timeline {
    struct cg_fonts *fonts;
    struct cg_scene scene;
    struct cg_beat *beats;
    struct cg_chapter chapters[MOST_CHAPTERS];
    struct cg_track track;
    struct cg_position at;
    struct cg_box area;
};

static int set_up(void **state)
{
    struct timeline *timeline = test_calloc(1, sizeof *timeline);
    struct cg_error error;
    timeline->fonts = cg_fonts_create(&error);
    timeline->beats = test_calloc(MOST_BEATS, sizeof *timeline->beats);
    cg_scene_init(&timeline->scene);
    *state = timeline;
    return timeline->fonts ? 0 : -1;
}

static int tear_down(void **state)
{
    struct timeline *timeline = *state;
    cg_fonts_destroy(timeline->fonts);
    cg_scene_finish(&timeline->scene);
    test_free(timeline->beats);
    test_free(timeline);
    return 0;
}

static void draw(struct timeline *timeline, float width, float height, size_t beat)
{
    cg_scene_begin(&timeline->scene, width, height, cg_theme(CG_THEME_DARK)->background);
    timeline->at = (struct cg_position){.beat = beat};
    cg_walk_rest(&timeline->at);
    struct cg_frame frame = {.scene = &timeline->scene,
                             .fonts = timeline->fonts,
                             .theme = cg_theme(CG_THEME_DARK),
                             .position = &timeline->at,
                             .em = cg_canvas_em(width, height)};
    float tall = cg_timeline_height(frame.em);
    timeline->area = (struct cg_box){0, height - tall, width, tall};
    cg_timeline_draw(&frame, &timeline->track, timeline->area);
}

static void make_track(struct timeline *timeline, size_t beats, size_t chapters,
                       struct cg_prng *prng)
{
    size_t first = 0;
    size_t n = 0;
    while (n < chapters && first < beats) {
        timeline->chapters[n] = (struct cg_chapter){titles[cg_prng_below(prng, 6)], first};
        n++;
        first += 1 + cg_prng_below(prng, 1 + 2 * beats / chapters);
    }
    timeline->track = (struct cg_track){.beats = timeline->beats,
                                        .n_beats = beats,
                                        .chapters = timeline->chapters,
                                        .n_chapters = n};
}

/* All labels on the canvas, left of one another, and the current chapter's among them. */
static void assert_labels(struct timeline *timeline, float width)
{
    const char *current =
        timeline->chapters[cg_track_chapter(&timeline->track, timeline->at.beat)].title;
    float taken = -1000;
    bool found = false;
    for (size_t i = 0; i < timeline->scene.n_items; i++) {
        const struct cg_item *item = &timeline->scene.items[i];
        if (!item->label || strcmp(item->label, "chapter") != 0)
            continue;
        float w = cg_text_width(timeline->fonts, &timeline->scene.arena, item->u.glyphs.face,
                                item->u.glyphs.size, item->u.glyphs.text);
        assert_true(item->u.glyphs.x > taken);
        assert_true(item->u.glyphs.x >= 0);
        taken = item->u.glyphs.x + w;
        assert_true(taken <= width);
        size_t shown = strlen(item->u.glyphs.text);
        if (strcmp(item->u.glyphs.text, current) == 0 ||
            (shown > 3 && strncmp(item->u.glyphs.text, current, shown - 3) == 0))
            found = true;
    }
    assert_true(found);
}

static void labels_never_overlap(void **state)
{
    struct timeline *timeline = *state;
    static const float sizes[][2] = {
        {1024, 640}, {1280, 720}, {3840, 2160}, {700, 900}, {320, 200}};
    struct cg_prng prng;
    cg_prng_seed(&prng, 3);
    for (int round = 0; round < 300; round++) {
        const float *size = sizes[cg_prng_below(&prng, 5)];
        size_t beats = 1 + cg_prng_below(&prng, MOST_BEATS - 1);
        if (round % 3 == 0)
            beats = 1 + cg_prng_below(&prng, 8);
        make_track(timeline, beats, 1 + cg_prng_below(&prng, MOST_CHAPTERS - 1), &prng);
        draw(timeline, size[0], size[1], cg_prng_below(&prng, beats));
        assert_labels(timeline, size[0]);
    }
}

/* Wherever one clicks, it is the nearest beat; every beat can be reached. */
static void every_beat_can_be_clicked(void **state)
{
    struct timeline *timeline = *state;
    static const size_t counts[] = {1, 2, 5, 14, 120};
    for (size_t c = 0; c < 5; c++) {
        timeline->chapters[0] = (struct cg_chapter){"all", 0};
        timeline->track = (struct cg_track){.beats = timeline->beats,
                                            .n_beats = counts[c],
                                            .chapters = timeline->chapters,
                                            .n_chapters = 1};
        draw(timeline, 1280, 720, 0);
        float em = cg_canvas_em(1280, 720), y = timeline->area.y + 1.7f * em;
        size_t reached = 0;
        for (float x = 1.2f * em; x < 1280 - 1.2f * em; x += 1) {
            struct cg_hit hit = cg_scene_at(&timeline->scene, x, y);
            if (hit.kind != CG_HIT_BEAT)
                continue;
            size_t beat = cg_timeline_beat(&timeline->track, timeline->area, em, x);
            assert_true(labs(hit.a - (long)beat) <= 1);
            if (beat == reached)
                reached++;
        }
        assert_int_equal(reached, counts[c]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(labels_never_overlap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_beat_can_be_clicked, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
