#include "../test.h"

#include "view/frame.h"

#include <math.h>
#include <stdio.h>

struct named {
    const char *name;
    struct cg_color color;
};

/* Every colour that text or a symbol may have. */
static size_t text_colors(const struct cg_theme *theme, struct named out[40])
{
    struct named fixed[] = {
        {"text", theme->text},         {"dim", theme->dim},
        {"faint", theme->faint},       {"accent", theme->accent},
        {"good", theme->good},         {"bad", theme->bad},
        {"ghost", theme->ghost},       {"kronecker", theme->kronecker},
        {"gradient", theme->gradient}, {"positive", theme->positive},
        {"negative", theme->negative},
    };
    size_t n = 0;
    for (; n < sizeof fixed / sizeof *fixed; n++)
        out[n] = fixed[n];
    for (int i = 0; i < CG_VARIABLE_COLORS; i++)
        out[n++] = (struct named){"variable", theme->variables[i]};
    for (int i = 0; i < CG_INDEX_COLORS; i++)
        out[n++] = (struct named){"index", theme->indices[i]};
    return n;
}

static void contrast_of_known_pairs(void **state)
{
    (void)state;
    struct cg_color black = {0, 0, 0, 255}, white = {255, 255, 255, 255};
    struct cg_color grey = {0x77, 0x77, 0x77, 255};
    assert_true(fabs(cg_contrast(black, white) - 21) < 1e-9);
    assert_true(fabs(cg_contrast(white, white) - 1) < 1e-9);
    assert_true(fabs(cg_contrast(grey, white) - 4.478) < 1e-3); /* WebAIM's figure for #777 */
}

static void text_is_readable(void **state)
{
    (void)state;
    for (int id = 0; id < CG_THEME_COUNT; id++) {
        const struct cg_theme *theme = cg_theme((enum cg_theme_id)id);
        struct named colors[40];
        size_t n = text_colors(theme, colors);
        for (size_t i = 0; i < n; i++) {
            double on_background = cg_contrast(colors[i].color, theme->background);
            double on_panel = cg_contrast(colors[i].color, theme->panel);
            if (on_background < 4.5 || on_panel < 4.5)
                fail_msg("%s %s %zu: %.2f on background, %.2f on panel", theme->name,
                         colors[i].name, i, on_background, on_panel);
        }
    }
}

static void cells_are_readable_and_graded(void **state)
{
    (void)state;
    for (int id = 0; id < CG_THEME_COUNT; id++) {
        const struct cg_theme *theme = cg_theme((enum cg_theme_id)id);
        struct named colors[40];
        size_t n = text_colors(theme, colors);
        for (size_t i = 0; i < n; i++) {
            double before = 0;
            for (int step = 0; step <= 10; step++) {
                struct cg_color fill, text;
                cg_cell_colors(theme, colors[i].color, step / 10.0, &fill, &text);
                assert_int_equal(fill.a, 255);
                assert_true(cg_contrast(fill, text) >= 4.5);
                double tint = cg_contrast(fill, theme->background);
                assert_true(tint + 0.02 >= before);
                before = tint;
            }
            assert_true(before > 1.6); /* a full cell stands out from the board */
        }
    }
}

static void shades_of_a_family_stay_readable(void **state)
{
    (void)state;
    const char *names[] = {"W1", "W2", "W3", "B2", "Z3", "Ystar", "δ2", "q", "J"};
    for (int id = 0; id < CG_THEME_COUNT; id++) {
        const struct cg_theme *theme = cg_theme((enum cg_theme_id)id);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            struct cg_value value = {.name = names[i], .id = i};
            struct cg_color ink = cg_value_ink(theme, &value);
            assert_true(cg_contrast(ink, theme->background) >= 4.5);
            assert_true(cg_contrast(ink, theme->panel) >= 4.5);
        }
    }
}

static bool same(struct cg_color a, struct cg_color b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b;
}

static void one_color_per_variable(void **state)
{
    (void)state;
    const char *lessons[][12] = {
        {"H", "W", "B", "Ystar", "Y", "J", NULL},
        {"X", "Ystar", "W1", "B1", "W2", "B2", "Z1", "H", "Z2", "Y", "J", NULL},
    };
    const struct cg_theme *theme = cg_theme(CG_THEME_DARK);
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; lessons[l][i]; i++)
            for (size_t k = 0; k < i; k++) {
                struct cg_value a = {.name = lessons[l][i]}, b = {.name = lessons[l][k]};
                if (same(cg_value_ink(theme, &a), cg_value_ink(theme, &b)))
                    fail_msg("%s and %s look the same", a.name, b.name);
            }
}

/* OKLab of a linear colour, after B. Ottosson. */
static void oklab(const double rgb[3], double lab[3])
{
    double l = cbrt(0.4122214708 * rgb[0] + 0.5363325363 * rgb[1] + 0.0514459929 * rgb[2]);
    double m = cbrt(0.2119034982 * rgb[0] + 0.6806995451 * rgb[1] + 0.1073969566 * rgb[2]);
    double s = cbrt(0.0883024619 * rgb[0] + 0.2817188376 * rgb[1] + 0.6299787005 * rgb[2]);
    lab[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
    lab[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    lab[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

static double to_linear(uint8_t channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Distance in OKLab (x 100) as seen through a matrix on linear colours. */
static double seen_distance(struct cg_color a, struct cg_color b, const double sight[3][3])
{
    double lab[2][3];
    struct cg_color colors[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        double rgb[3] = {to_linear(colors[i].r), to_linear(colors[i].g), to_linear(colors[i].b)};
        double seen[3];
        for (int k = 0; k < 3; k++)
            seen[k] = fmax(0, sight[k][0] * rgb[0] + sight[k][1] * rgb[1] + sight[k][2] * rgb[2]);
        oklab(seen, lab[i]);
    }
    double sum = 0;
    for (int k = 0; k < 3; k++)
        sum += (lab[0][k] - lab[1][k]) * (lab[0][k] - lab[1][k]);
    return 100 * sqrt(sum);
}

static void indices_differ_for_every_eye(void **state)
{
    (void)state;
    /* Machado, Oliveira, Fernandes 2009, severity 1. */
    static const double sights[4][3][3] = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{0.152286, 1.052583, -0.204868},
         {0.114503, 0.786281, 0.099216},
         {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968},
         {0.280085, 0.672501, 0.047413},
         {-0.011820, 0.042940, 0.968881}},
        {{1.255528, -0.076749, -0.178779},
         {-0.078411, 0.930809, 0.147602},
         {0.004733, 0.691367, 0.303900}},
    };
    for (int id = 0; id < CG_THEME_COUNT; id++) {
        const struct cg_theme *theme = cg_theme((enum cg_theme_id)id);
        for (int a = 0; a < CG_INDEX_COLORS; a++)
            for (int b = 0; b < a; b++)
                for (int s = 0; s < 4; s++) {
                    double d = seen_distance(theme->indices[a], theme->indices[b], sights[s]);
                    if (d < (s == 0 ? 14 : 8))
                        fail_msg("%s: indices %d and %d, sight %d: %.1f", theme->name, a, b, s, d);
                }
    }
}

static void themes_are_found_by_name(void **state)
{
    (void)state;
    for (int id = 0; id < CG_THEME_COUNT; id++)
        assert_int_equal(cg_theme_find(cg_theme((enum cg_theme_id)id)->name), id);
    assert_int_equal(cg_theme_find("sepia"), CG_THEME_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contrast_of_known_pairs),
        cmocka_unit_test(text_is_readable),
        cmocka_unit_test(cells_are_readable_and_graded),
        cmocka_unit_test(shades_of_a_family_stay_readable),
        cmocka_unit_test(one_color_per_variable),
        cmocka_unit_test(indices_differ_for_every_eye),
        cmocka_unit_test(themes_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
