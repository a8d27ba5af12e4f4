#include "view/theme.h"

#include <math.h>
#include <string.h>

#define RGB(hex)                                                                                   \
    {                                                                                              \
        (hex) >> 16 & 0xFF, (hex) >> 8 & 0xFF, (hex)&0xFF, 0xFF                                    \
    }

/* The order of `variables` and `indices` is that of enum variable_ink in ink.c and of "iklnjm".
 * Index colours were chosen for their distance in OKLab as seen with normal sight, deuteranopia,
 * protanopia and tritanopia: they differ in lightness as well as in hue. */
static const struct cg_theme themes[CG_THEME_COUNT] =
    {
        [CG_THEME_DARK] =
            {
                .name = "dark",
                .background = RGB(0x11151A),
                .panel = RGB(0x1A1F27),
                .line = RGB(0x2E3339),
                .text = RGB(0xF0EEEB),
                .dim = RGB(0xAAB2BA),
                .faint = RGB(0x8C939B),
                .accent = RGB(0xEEB154),
                .good = RGB(0x72D699),
                .bad = RGB(0xFA6863),
                .ghost = RGB(0x80878F),
                .kronecker = RGB(0x9BA5B8),
                .gradient = RGB(0xFC6498),
                .positive = RGB(0xFA8746),
                .negative = RGB(0x5C9EFF),
                .variables = {RGB(0x5FACFF), RGB(0x4FC39C), RGB(0xFE9652), RGB(0x9D98F2),
                              RGB(0x56D3DA), RGB(0xABDA69), RGB(0xF4CC64), RGB(0xE5CBB7),
                              RGB(0xFE7A62), RGB(0xCE88F7)},
                .indices = {RGB(0xF4636C), RGB(0x6ACDF9), RGB(0xFEDC2E), RGB(0x93BE2A),
                            RGB(0x8480F8), RGB(0xF2F6F5)},
            },
        [CG_THEME_LIGHT] =
            {
                .name = "light",
                .background = RGB(0xFBF7EF),
                .panel = RGB(0xF2ECE0),
                .line = RGB(0xD4CDBF),
                .text = RGB(0x26201A),
                .dim = RGB(0x534C44),
                .faint = RGB(0x68625A),
                .accent = RGB(0x965802),
                .good = RGB(0x1D7339),
                .bad = RGB(0xBE2323),
                .ghost = RGB(0x6D6861),
                .kronecker = RGB(0x5B606C),
                .gradient = RGB(0xC61365),
                .positive = RGB(0xB24B0A),
                .negative = RGB(0x145EC1),
                .variables = {RGB(0x195CB9), RGB(0x007654), RGB(0xAE490C), RGB(0x5B3FB7),
                              RGB(0x00717A), RGB(0x467212), RGB(0x8A5D04), RGB(0x674C36),
                              RGB(0xBE2517), RGB(0x8C2FAF)},
                .indices =
                    {RGB(0x9F0048), RGB(0x0069A3), RGB(0x836503), RGB(0x004D00), RGB(0x5C0090),
                     RGB(0x2B1A2E)},
            },
};

const struct cg_theme *cg_theme(enum cg_theme_id id)
{
    return &themes[id < CG_THEME_COUNT ? id : CG_THEME_DARK];
}

enum cg_theme_id cg_theme_find(const char *name)
{
    for (int id = 0; id < CG_THEME_COUNT; id++)
        if (strcmp(themes[id].name, name) == 0)
            return (enum cg_theme_id)id;
    return CG_THEME_COUNT;
}

static double linear(uint8_t channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* WCAG 2.1 relative luminance: L = 0.2126 R + 0.7152 G + 0.0722 B of the linear channels. */
static double luminance(struct cg_color c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double cg_contrast(struct cg_color a, struct cg_color b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static uint8_t mix_channel(uint8_t a, uint8_t b, double t)
{
    return (uint8_t)lround(a + (b - a) * t);
}

struct cg_color cg_mix(struct cg_color a, struct cg_color b, double t)
{
    t = fmin(fmax(t, 0), 1);
    return (struct cg_color){mix_channel(a.r, b.r, t), mix_channel(a.g, b.g, t),
                             mix_channel(a.b, b.b, t), mix_channel(a.a, b.a, t)};
}

static const double least_tint = 0.1;

double cg_deepest_tint(const struct cg_theme *theme, struct cg_color base)
{
    const double readable = 4.6;
    double low = least_tint, high = 0.92;
    for (int i = 0; i < 12; i++) {
        double middle = (low + high) / 2;
        if (cg_contrast(theme->text, cg_mix(theme->background, base, middle)) >= readable)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct cg_color cg_cell_fill(const struct cg_theme *theme, struct cg_color base, double deepest,
                             double intensity)
{
    intensity = fmin(fmax(intensity, 0), 1);
    struct cg_color fill =
        cg_mix(theme->background, base, least_tint + (deepest - least_tint) * intensity);
    fill.a = 255;
    return fill;
}

void cg_cell_colors(const struct cg_theme *theme, struct cg_color base, double intensity,
                    struct cg_color *fill, struct cg_color *text)
{
    *fill = cg_cell_fill(theme, base, cg_deepest_tint(theme, base), intensity);
    *text = theme->text;
}
