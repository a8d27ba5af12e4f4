#include "sample.h"

#include <chalkgrad/file.h>

#include <SDL_image.h>
#include <ctype.h>
#include <unistd.h>

static char *path_for(struct world *world, const char *ending)
{
    return cg_format(&world->scene.arena, "export-test-%d.%s", (int)getpid(), ending);
}

static char *written(struct world *world, const char *path, size_t *size)
{
    char *text = cg_read_file(&world->scene.arena, path, 10000000, size, &world->error);
    assert_non_null(text);
    unlink(path);
    return text;
}

static void png_is_the_picture(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    const char *path = path_for(world, "png");
    assert_true(cg_export(&world->scene, world->fonts, 2, path, &world->error));
    SDL_Surface *loaded = IMG_Load(path);
    unlink(path);
    assert_non_null(loaded);
    assert_int_equal(loaded->w, 400);
    assert_int_equal(loaded->h, 200);
    SDL_Surface *same = SDL_ConvertSurfaceFormat(loaded, SDL_PIXELFORMAT_ARGB8888, 0);
    SDL_Surface *direct = picture(world, 2);
    assert_int_equal(picture_hash(same), picture_hash(direct));
    SDL_FreeSurface(loaded);
    SDL_FreeSurface(same);
    SDL_FreeSurface(direct);
}

static void text_is_the_dump(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    const char *path = path_for(world, "txt");
    assert_true(cg_export(&world->scene, world->fonts, 1, path, &world->error));
    size_t size;
    char *text = written(world, path, &size);
    struct cg_strbuf dump;
    cg_strbuf_init(&dump);
    cg_scene_dump(&dump, &world->scene);
    assert_string_equal(text, dump.text);
    cg_strbuf_finish(&dump);
}

/* Every element that is opened is closed, attributes are quoted, text has no bare markup: what a
 * parser would refuse. Returns how many elements there are, -1 where it is not well-formed. */
static int elements(const char *xml)
{
    const char *open[64];
    size_t lengths[64], depth = 0;
    int count = 0;
    const char *at = strstr(xml, "?>");
    if (!at)
        return -1;
    for (at += 2; *at;) {
        if (*at == '&' && strncmp(at, "&lt;", 4) && strncmp(at, "&gt;", 4) &&
            strncmp(at, "&amp;", 5) && strncmp(at, "&quot;", 6))
            return -1;
        if (*at != '<') {
            at++;
            continue;
        }
        bool closing = *++at == '/';
        at += closing;
        const char *name = at;
        while (isalpha((unsigned char)*at))
            at++;
        size_t length = (size_t)(at - name);
        bool quoted = false;
        for (; *at && (quoted || *at != '>'); at++) {
            if (*at == '<')
                return -1;
            quoted ^= *at == '"';
        }
        if (!*at || length == 0)
            return -1;
        if (closing) {
            if (depth == 0 || lengths[--depth] != length || strncmp(open[depth], name, length))
                return -1;
        } else {
            count++;
            if (at[-1] != '/') {
                if (depth == 64)
                    return -1;
                open[depth] = name;
                lengths[depth++] = length;
            }
        }
        at++;
    }
    return depth == 0 ? count : -1;
}

static void svg_is_well_formed_and_says_its_text(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    cg_scene_add(&world->scene, CG_ITEM_CLIP)->u.clip = (struct cg_box){0, 0, 9, 9}; /* not ended */
    const char *path = path_for(world, "svg");
    assert_true(cg_export(&world->scene, world->fonts, 1, path, &world->error));
    size_t size;
    char *svg = written(world, path, &size);
    assert_true(elements(svg) > 20);
    assert_non_null(strstr(svg, "viewBox=\"0 0 200 100\""));
    assert_non_null(strstr(svg, "<title id=\"title\">"));
    assert_non_null(strstr(svg, "H &lt; W &amp; &quot;δ&quot;\n</desc>"));
    assert_non_null(strstr(svg, "aria-label=\"H &lt; W &amp; &quot;δ&quot;\""));
    assert_non_null(strstr(svg, "<rect x=\"61\" y=\"11\" width=\"38\" height=\"18\"")); /* inset */
    assert_non_null(strstr(svg, "href=\"data:image/png;base64,iVBORw0KGgo"));
    assert_non_null(strstr(svg, "points=\"100 40 140 60 180 40\""));
}

static void every_glyph_used_is_defined(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    const char *path = path_for(world, "svg");
    assert_true(cg_export_svg(&world->scene, world->fonts, path, &world->error));
    size_t size;
    char *svg = written(world, path, &size);
    int uses = 0;
    for (const char *at = svg; (at = strstr(at, "<use href=\"#")); uses++) {
        at += strlen("<use href=\"#");
        char *definition =
            cg_format(&world->scene.arena, "<path id=\"%.*s\" d=\"", (int)strcspn(at, "\""), at);
        assert_non_null(strstr(svg, definition));
    }
    assert_int_equal(uses, (int)world->scene.items[3].u.glyphs.count);
}

static void malformed_text_does_not_break_it(void **state)
{
    struct world *world = *state;
    cg_scene_begin(&world->scene, 100, 50, black);
    cg_scene_text(&world->scene, world->fonts, CG_FACE_TEXT, 5, 20, 12, white, "a\xC3(\x01 ]]> --");
    const char *path = path_for(world, "svg");
    assert_true(cg_export_svg(&world->scene, world->fonts, path, &world->error));
    size_t size;
    char *svg = written(world, path, &size);
    assert_true(elements(svg) > 3);
    for (size_t i = 0; i < size; i++)
        assert_true(svg[i] == '\n' || (unsigned char)svg[i] >= 32);
    assert_non_null(strstr(svg, "a�(� ]]&gt; --"));
}

static void other_endings_are_refused(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    const char *names[] = {"picture.gif", "picture", "", ".hidden"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_false(cg_export(&world->scene, world->fonts, 1, names[i], &world->error));
        assert_non_null(strstr(world->error.text, ".png"));
        assert_int_not_equal(access(names[i], F_OK), 0);
    }
    assert_false(cg_export(&world->scene, world->fonts, 1, "no/such/folder/x.png", &world->error));
    assert_true(world->error.machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(png_is_the_picture, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_is_the_dump, set_up, tear_down),
        cmocka_unit_test_setup_teardown(svg_is_well_formed_and_says_its_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_glyph_used_is_defined, set_up, tear_down),
        cmocka_unit_test_setup_teardown(malformed_text_does_not_break_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_endings_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
