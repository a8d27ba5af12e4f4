#include "world.h"

#include "typeset/formula.h"

#include <chalkgrad/prng.h>
#include <chalkgrad/strbuf.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct cg_formula *lay(struct world *world, const char *tex, bool display)
{
    struct cg_error error = {0};
    struct cg_formula *formula =
        cg_formula_layout(world->fonts, &world->arena, tex, strlen(tex), display, &error);
    if (!formula)
        fail_msg("%s: %s", tex, error.text);
    return formula;
}

static void expect_error(struct world *world, const char *tex, int column, int length,
                         const char *text)
{
    struct cg_error error = {0};
    struct cg_formula *formula =
        cg_formula_layout(world->fonts, &world->arena, tex, strlen(tex), true, &error);
    if (formula)
        fail_msg("%s: should be an error", tex);
    if (error.place.column != column || error.length != length || !strstr(error.text, text))
        fail_msg("%s: %d+%d: %s", tex, error.place.column, error.length, error.text);
}

static void expect_dump(struct world *world, const char *tex, bool display, const char *expected)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    cg_formula_dump(&out, world->fonts, lay(world, tex, display));
    assert_string_equal(out.text, expected);
    cg_strbuf_finish(&out);
}

/* The place of the n-th glyph (from 0). */
static struct cg_formula_glyph glyph(struct world *world, const char *tex, size_t n)
{
    struct cg_formula *formula = lay(world, tex, true);
    assert_true(n < formula->n_glyphs);
    return formula->glyphs[n];
}

/* --- the same glyphs at the same places, whatever \obj wraps --- */

/* Writes a random formula; where `wraps` is given, wraps random parts of it. The structure depends
 * on `structure` alone. */
struct writer {
    struct cg_strbuf out;
    struct cg_prng structure, wraps;
    bool wrapping;
    int objects;
};

static unsigned pick(struct writer *w, unsigned n)
{
    return (unsigned)cg_prng_below(&w->structure, n);
}

static void write_list(struct writer *w, int depth);

static void write_symbol(struct writer *w)
{
    static const char *const symbols[] = {
        "x",      "W",     "f",          "+",       "-", "=",        "(",       ")",
        "[",      "]",     "\\sum ",     "\\int ",  ",", "2",        "\\odot ", "\\exp ",
        "\\max ", "\\to ", "\\partial ", "\\cdot ", "Y", "\\delta ", "\\, ",    "\\text{if }"};
    cg_put(&w->out, symbols[pick(w, sizeof symbols / sizeof *symbols)]);
}

static void write_braced(struct writer *w, const char *before, int depth)
{
    cg_put(&w->out, before);
    cg_putc(&w->out, '{');
    write_list(w, depth);
    cg_putc(&w->out, '}');
}

static void write_term(struct writer *w, int depth)
{
    bool wrap = w->wrapping && cg_prng_below(&w->wraps, 3) == 0;
    if (wrap)
        cg_putf(&w->out, "\\obj{%d}{", ++w->objects);
    switch (depth > 0 ? pick(w, 8) : 9) {
    case 0:
        write_braced(w, "\\frac", depth - 1);
        write_braced(w, "", depth - 1);
        break;
    case 1:
        write_braced(w, "\\sqrt", depth - 1);
        break;
    case 2:
        write_braced(w, "\\hat", depth - 1);
        break;
    case 3:
        cg_put(&w->out, "\\left(");
        write_list(w, depth - 1);
        cg_put(&w->out, "\\right]");
        break;
    case 4:
        write_braced(w, "", depth - 1);
        break;
    case 5:
        write_braced(w, "\\mathbf", depth - 1);
        break;
    case 6:
        write_braced(w, "\\begin{matrix}", depth - 1);
        cg_put(&w->out, "\\end{matrix}");
        break;
    default:
        write_symbol(w);
        break;
    }
    if (wrap)
        cg_putc(&w->out, '}');
}

static void write_list(struct writer *w, int depth)
{
    unsigned count = 1 + pick(w, 4);
    for (unsigned i = 0; i < count; i++) {
        write_term(w, depth);
        unsigned scripts = depth > 0 ? pick(w, 5) : 4;
        if (scripts < 2)
            write_braced(w, "_", depth - 1);
        if (scripts > 0 && scripts < 3)
            write_braced(w, "^", depth - 1);
    }
}

static void write_formula(struct writer *w, uint64_t seed, bool wrapping)
{
    cg_strbuf_init(&w->out);
    cg_prng_seed(&w->structure, seed);
    cg_prng_seed(&w->wraps, seed + 1);
    w->wrapping = wrapping;
    w->objects = 0;
    write_list(w, 3);
}

static void expect_same_places(const struct cg_formula *a, const struct cg_formula *b,
                               const char *tex)
{
    bool same = a->n_glyphs == b->n_glyphs && a->n_rules == b->n_rules && a->width == b->width &&
                a->ascent == b->ascent && a->descent == b->descent;
    for (size_t i = 0; same && i < a->n_glyphs; i++)
        same = a->glyphs[i].id == b->glyphs[i].id && a->glyphs[i].x == b->glyphs[i].x &&
               a->glyphs[i].y == b->glyphs[i].y && a->glyphs[i].size == b->glyphs[i].size;
    for (size_t i = 0; same && i < a->n_rules; i++)
        same = memcmp(&a->rules[i].box, &b->rules[i].box, sizeof a->rules[i].box) == 0;
    if (!same)
        fail_msg("moved by \\obj: %s", tex);
}

static void objects_move_nothing(void **state)
{
    struct world *world = *state;
    size_t objects = 0, glyphs = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct writer plain, wrapped;
        write_formula(&plain, seed, false);
        write_formula(&wrapped, seed, true);
        struct cg_formula *a = lay(world, plain.out.text, seed % 2);
        struct cg_formula *b = lay(world, wrapped.out.text, seed % 2);
        expect_same_places(a, b, wrapped.out.text);
        assert_int_equal(b->n_objects, wrapped.objects);
        objects += b->n_objects;
        glyphs += b->n_glyphs;
        cg_strbuf_finish(&plain.out);
        cg_strbuf_finish(&wrapped.out);
        cg_arena_reset(&world->arena);
    }
    assert_true(objects > 400);
    assert_true(glyphs > 4000);
}

static void scripts_belong_to_what_an_object_ends_with(void **state)
{
    struct world *world = *state;
    static const char *const pairs[][2] = {
        {"\\obj{1}{W}_k", "W_k"},
        {"\\obj{1}{W_j}^2", "W_j^2"},
        {"\\obj{1}{[Y]}_k", "[Y]_k"},
        {"\\obj{1}{\\sum}_i x", "\\sum_i x"},
        {"x^\\obj{1}{2}", "x^2"},
        {"\\frac\\obj{1}{a}\\obj{2}{b}", "\\frac{a}{b}"},
        {"\\hat{\\obj{1}{Y}}", "\\hat{Y}"},
        {"a\\obj{1}{+}\\obj{2}{\\obj{3}{-}b}", "a+-b"},
        {"f\\obj{1}{'}", "f'"},
        {"\\obj{1}{\\exp}\\obj{2}{(}x)", "\\exp(x)"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        expect_same_places(lay(world, pairs[i][0], true), lay(world, pairs[i][1], true),
                           pairs[i][0]);
}

static void objects_nest_and_have_boxes(void **state)
{
    struct world *world = *state;
    struct cg_formula *formula =
        lay(world, "a + \\obj{7}{\\frac{\\obj{3}{x}}{y}} + \\obj{3}{z}", true);
    assert_int_equal(formula->n_objects, 3);
    const struct cg_formula_object *outer = cg_formula_object(formula, 7);
    const struct cg_formula_object *inner = cg_formula_object(formula, 3);
    assert_ptr_equal(outer, &formula->objects[0]);
    assert_int_equal(outer->parent, -1);
    assert_int_equal(inner->parent, 0);
    assert_int_equal(formula->objects[2].parent, -1);
    assert_true(inner->box.x >= outer->box.x);
    assert_true(inner->box.y >= outer->box.y - 1e-6f);
    assert_true(inner->box.y + inner->box.h < outer->box.y + outer->box.h);
    assert_true(outer->box.y < -.5f && outer->box.y + outer->box.h > .5f);
    assert_int_equal(formula->rules[0].object, 7);
    assert_null(cg_formula_object(formula, 8));
}

/* --- layout --- */

static void spaces_follow_the_table(void **state)
{
    struct world *world = *state;
    float x = lay(world, "x", true)->width, plus = lay(world, "{+}", true)->width;
    float equals = lay(world, "{=}", true)->width, comma = lay(world, "{,}", true)->width;
    assert_float_equal(lay(world, "x+x", true)->width, 2 * x + plus + 8 / 18.f, 1e-5f);
    assert_float_equal(lay(world, "x=x", true)->width, 2 * x + equals + 10 / 18.f, 1e-5f);
    assert_float_equal(lay(world, "x,x", true)->width, 2 * x + comma + 3 / 18.f, 1e-5f);
    assert_float_equal(lay(world, "+x", true)->width, plus + x, 1e-5f);
    assert_float_equal(lay(world, "x=+x", true)->width, 2 * x + equals + plus + 10 / 18.f, 1e-5f);
    assert_float_equal(lay(world, "x{+}x", true)->width, 2 * x + plus, 1e-5f);
    assert_float_equal(lay(world, "x\\,x", true)->width, 2 * x + 3 / 18.f, 1e-5f);
    assert_float_equal(lay(world, "x\\quad x", true)->width, 2 * x + 1, 1e-5f);
    assert_float_equal(lay(world, "\\frac{x}{x}x", true)->width,
                       lay(world, "\\frac{x}{x}", true)->width + x, 1e-5f);
    assert_float_equal(lay(world, "x\\! x", true)->width, 2 * x - 3 / 18.f, 1e-5f);
}

static void scripts_have_no_operator_spaces(void **state)
{
    struct world *world = *state;
    struct cg_formula_glyph plus = glyph(world, "x^{a+b}", 2), b = glyph(world, "x^{a+b}", 3);
    float width = lay(world, "{+}", true)->width;
    assert_float_equal(b.x - plus.x, .7f * width, 1e-5f);
}

static void scripts_rise_and_sink(void **state)
{
    struct world *world = *state;
    float sup = glyph(world, "x^2", 1).y, cramped = glyph(world, "\\sqrt{x^2}", 2).y;
    float sub = glyph(world, "x_2", 1).y, with_sup = glyph(world, "x_2^2", 2).y;
    assert_true(sup < cramped && cramped < 0);
    assert_true(0 < sub && sub < with_sup);
    assert_float_equal(sub, .15f, 1e-5f);
    assert_float_equal(glyph(world, "x^2", 1).size, .7f, 1e-6f);
    assert_true(glyph(world, "x^{2^2}", 2).size < .6f);
    assert_true(glyph(world, "x^{2^2}", 2).y < sup);
    /* W tucks its index under itself; its exponent clears its slant */
    assert_true(glyph(world, "W_k", 1).x < glyph(world, "W^k", 1).x);
    assert_float_equal(glyph(world, "W_k^l", 1).x, glyph(world, "W^l", 1).x, 1e-5f);
    /* taller bases lift their exponents further */
    float before = 0;
    static const char *const bases[] = {"x^2", "\\left(\\frac{a}{b}\\right)^2",
                                        "\\left(\\frac{\\frac{a}{b}}{\\frac{c}{d}}\\right)^2"};
    for (size_t i = 0; i < 3; i++) {
        struct cg_formula *formula = lay(world, bases[i], true);
        float y = INFINITY;
        for (size_t k = 0; k < formula->n_glyphs; k++)
            if (formula->glyphs[k].size < 1)
                y = fminf(y, formula->glyphs[k].y);
        assert_true(y < before);
        before = y;
    }
}

static void limits_stand_above_and_below_in_display_style(void **state)
{
    struct world *world = *state;
    struct cg_formula *display = lay(world, "\\sum_i^n x", true);
    struct cg_formula *text = lay(world, "\\sum_i^n x", false);
    float sum = display->glyphs[0].x;
    assert_true(fabsf(display->glyphs[1].x - sum - .4f) < .3f); /* centred over the sign */
    assert_true(display->glyphs[1].y < -1);
    assert_true(display->glyphs[2].y > 1);
    assert_true(text->glyphs[1].x > .8f);
    assert_true(display->ascent + display->descent > 1.4f * (text->ascent + text->descent));
    assert_true(glyph(world, "\\sum\\nolimits_i x", 1).x > .8f);
    assert_true(glyph(world, "\\textstyle\\sum\\limits_i x", 1).y > .6f);
    assert_true(glyph(world, "\\max_i x", 3).y > .4f);
    assert_true(glyph(world, "\\log_2 x", 3).y < .4f);
}

static void brackets_grow(void **state)
{
    struct world *world = *state;
    float before = 0;
    static const char *const bodies[] = {"\\left(x\\right)", "\\left(\\frac{a}{b}\\right)",
                                         "\\left(\\sum_i^n\\right)",
                                         "\\left(\\begin{matrix}a\\\\b\\\\c\\\\d\\end{matrix}"
                                         "\\right)"};
    for (size_t i = 0; i < 4; i++) {
        struct cg_formula *formula = lay(world, bodies[i], true);
        float height = formula->ascent + formula->descent;
        assert_true(height > before);
        before = height;
    }
    struct cg_formula *tall = lay(world,
                                  "\\left(\\begin{matrix}a\\\\b\\\\c\\\\d\\\\e\\\\f\\\\g"
                                  "\\end{matrix}\\right.",
                                  true);
    size_t pieces = 0;
    for (size_t i = 0; i < tall->n_glyphs; i++)
        pieces += tall->glyphs[i].group == 1;
    assert_true(pieces >= 3);
}

static void primes_are_small_and_join_exponents(void **state)
{
    struct world *world = *state;
    struct cg_formula_glyph prime = glyph(world, "f'", 1);
    assert_float_equal(prime.size, .7f, 1e-6f);
    assert_int_equal(lay(world, "f'''^2", true)->n_glyphs, 3); /* a triple prime is one glyph */
    assert_int_equal(lay(world, "f''''", true)->n_glyphs, 3);
    assert_int_equal(lay(world, "f'_i'", true)->n_glyphs, 3);
    assert_int_equal(glyph(world, "f\xE2\x80\xB2", 1).id, prime.id);
    assert_int_equal(glyph(world, "f^\\prime", 1).id, prime.id);
}

static void typed_characters_are_their_commands(void **state)
{
    struct world *world = *state;
    static const char *const pairs[][2] = {
        {"δ", "\\delta"}, {"∂", "\\partial"}, {"∑", "\\sum"}, {"·", "\\cdot"}, {"⊙", "\\odot"},
        {"≤", "\\le"},    {"→", "\\to"},      {"⊤", "\\top"}, {"−", "-"},      {"×", "\\times"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char tex[2][40];
        for (int k = 0; k < 2; k++)
            snprintf(tex[k], sizeof tex[k], "a %s b", pairs[i][k]);
        expect_same_places(lay(world, tex[0], true), lay(world, tex[1], true), tex[0]);
    }
}

static void text_is_in_the_text_face(void **state)
{
    struct world *world = *state;
    assert_int_equal(glyph(world, "\\text{if 1}", 0).face, CG_FACE_TEXT);
    assert_int_equal(glyph(world, "\\textit{a}", 0).face, CG_FACE_ITALIC);
    assert_int_equal(glyph(world, "\\textbf{a}", 0).face, CG_FACE_SEMIBOLD);
    assert_int_equal(glyph(world, "1", 0).face, CG_FACE_MATH);
    assert_int_equal(glyph(world, "\\operatorname{relu}", 0).face, CG_FACE_MATH);
    assert_int_equal(lay(world, "\\text{a\\}\\{{b}}", true)->n_glyphs, 4);
}

static void the_seed_derivation_is_laid_out(void **state)
{
    struct world *world = *state;
    static const char *const lines[] = {
        "Y_i = f\\left(\\sum_j H_j W_{ji} + B_i\\right)",
        "J = \\tfrac12 (Y - Y^*)(Y - Y^*)^\\top = \\frac12 \\sum_i (Y_i - Y^*_i)^2",
        "\\frac{\\partial J}{\\partial Y_i} = \\frac12 \\sum_j 2 (Y_j - Y^*_j) \\delta_{ij}",
        "\\left[\\frac{\\partial J}{\\partial B}\\right]_k = \\sum_i \\frac{\\partial J}{\\partial "
        "Y_i} \\frac{\\partial Y_i}{\\partial B_k}",
        "= \\left[H^\\top \\left((Y - Y^*) * f'(HW + B)\\right)\\right]_{kl}",
        "\\frac{\\partial J}{\\partial B} = \\mathbf{1}^\\top \\delta",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct cg_formula *formula = lay(world, lines[i], true);
        assert_true(formula->width > 4 && formula->width < 20);
        for (size_t k = 0; k < formula->n_glyphs; k++)
            assert_int_not_equal(formula->glyphs[k].id, 0); /* no .notdef */
    }
}

/* --- golden dumps, whose pictures have been looked at beside KaTeX --- */

static void a_fraction_with_objects(void **state)
{
    struct world *world = *state;
    expect_dump(world,
                "\\frac{\\obj{1}{\\partial J}}{\\obj{2}{\\partial \\obj{3}{W_{kl}}}} = "
                "\\obj{4}{\\delta_{ik}}",
                true,
                "formula w 4.725 ascent 1.388 descent 0.843\n"
                "glyph math u1D715 x 0.665 y -0.677 size 1.000 object 1\n"
                "glyph math u1D43D x 1.175 y -0.677 size 1.000 object 1\n"
                "glyph math u1D715 x 0.120 y 0.686 size 1.000 object 2\n"
                "glyph math u1D44A x 0.630 y 0.686 size 1.000 object 3\n"
                "glyph math u1D458 x 1.543 y 0.836 size 0.700 object 3\n"
                "glyph math u1D459 x 1.920 y 0.836 size 0.700 object 3\n"
                "glyph math equal x 2.576 y 0.000 size 1.000\n"
                "glyph math u1D6FF x 3.574 y 0.000 size 1.000 object 4\n"
                "glyph math u1D456 x 4.093 y 0.150 size 0.700 object 4\n"
                "glyph math u1D458 x 4.299 y 0.150 size 0.700 object 4\n"
                "rule x 0.120 y -0.292 w 2.058 h 0.068\n"
                "object 1 parent -1 x 0.701 y -1.388 w 0.935 h 0.725\n"
                "object 2 parent -1 x 0.156 y -0.025 w 1.943 h 0.868\n"
                "object 3 parent 1 x 0.698 y 0.029 w 1.401 h 0.814\n"
                "object 4 parent -1 x 3.621 y -0.710 w 1.045 h 0.867\n");
}

static void a_sum_in_both_styles(void **state)
{
    struct world *world = *state;
    expect_dump(world, "\\sum_{i=1}^n x_i^2", true,
                "formula w 2.244 ascent 1.646 descent 1.233\n"
                "glyph math uni2211.s1 x 0.000 y -0.002 size 1.000\n"
                "glyph math u1D45B x 0.358 y -1.211 size 0.700\n"
                "glyph math u1D456 x 0.028 y 1.127 size 0.700\n"
                "glyph math equal x 0.234 y 1.127 size 0.700\n"
                "glyph math one x 0.738 y 1.127 size 0.700\n"
                "glyph math u1D465 x 1.279 y 0.000 size 1.000\n"
                "glyph math two x 1.848 y -0.413 size 0.700\n"
                "glyph math u1D456 x 1.838 y 0.247 size 0.700\n");
    expect_dump(world, "\\sum_{i=1}^n x_i^2", false,
                "formula w 3.174 ascent 0.838 descent 0.298\n"
                "glyph math uni2211 x 0.000 y 0.009 size 1.000\n"
                "glyph math u1D45B x 0.936 y -0.503 size 0.700\n"
                "glyph math u1D456 x 0.936 y 0.292 size 0.700\n"
                "glyph math equal x 1.142 y 0.292 size 0.700\n"
                "glyph math one x 1.646 y 0.292 size 0.700\n"
                "glyph math u1D465 x 2.209 y 0.000 size 1.000\n"
                "glyph math two x 2.778 y -0.380 size 0.700\n"
                "glyph math u1D456 x 2.768 y 0.235 size 0.700\n");
}

static void an_assembled_bracket(void **state)
{
    struct world *world = *state;
    expect_dump(world, "\\left[\\begin{matrix}a\\\\b\\\\c\\\\d\\end{matrix}\\right.", true,
                "formula w 1.381 ascent 2.658 descent 2.142\n"
                "glyph math uni23A3 x 0.050 y 1.904 size 1.000 group 1\n"
                "glyph math uni23A2 x 0.050 y 0.936 size 1.000 group 1\n"
                "glyph math uni23A2 x 0.050 y 0.243 size 1.000 group 1\n"
                "glyph math uni23A2 x 0.050 y -0.451 size 1.000 group 1\n"
                "glyph math uni23A1 x 0.050 y -1.145 size 1.000 group 1\n"
                "glyph math u1D44E x 0.696 y -1.818 size 1.000\n"
                "glyph math u1D44F x 0.712 y -0.618 size 1.000\n"
                "glyph math u1D450 x 0.766 y 0.582 size 1.000\n"
                "glyph math u1D451 x 0.685 y 1.782 size 1.000\n");
}

static void an_accent_and_a_root(void **state)
{
    struct world *world = *state;
    expect_dump(world, "\\hat{Y}'_k + \\sqrt[3]{x}", true,
                "formula w 3.546 ascent 0.957 descent 0.254\n"
                "glyph math u1D44C x 0.000 y 0.000 size 1.000\n"
                "glyph math uni0302 x 0.650 y -0.177 size 1.000\n"
                "glyph math minute.ssty x 0.717 y -0.413 size 0.700\n"
                "glyph math u1D458 x 0.500 y 0.247 size 0.700\n"
                "glyph math plus x 1.238 y 0.000 size 1.000\n"
                "glyph math three x 2.246 y -0.517 size 0.550\n"
                "glyph math uni221A x 2.183 y -0.025 size 1.000\n"
                "glyph math u1D465 x 2.977 y 0.000 size 1.000\n"
                "rule x 2.977 y -0.947 w 0.569 h 0.068\n");
}

static void an_underbrace(void **state)
{
    struct world *world = *state;
    expect_dump(world, "\\underbrace{a + b}_{\\text{sum}}", true,
                "formula w 2.242 ascent 0.705 descent 1.095\n"
                "glyph math u1D44E x 0.000 y 0.000 size 1.000\n"
                "glyph math plus x 0.777 y 0.000 size 1.000\n"
                "glyph math u1D44F x 1.719 y 0.000 size 1.000\n"
                "glyph math uni23DF.s4 x 0.031 y 0.087 size 1.000\n"
                "glyph text s x 0.494 y 0.987 size 0.700\n"
                "glyph text u x 0.787 y 0.987 size 0.700\n"
                "glyph text m x 1.168 y 0.987 size 0.700\n");
}

/* --- errors --- */

static void errors_have_their_place(void **state)
{
    struct world *world = *state;
    expect_error(world, "a + {b", 5, 1, "this { is never closed by a }");
    expect_error(world, "a } b", 3, 1, "closes no {");
    expect_error(world, "δδ \\foo", 4, 4, "no command \\foo");
    expect_error(world, "\\detla_i", 1, 6, "did you mean \\delta");
    expect_error(world, "\\softmax(x)", 1, 8, "\\operatorname{softmax}");
    expect_error(world, "x^2^3", 4, 1, "a second exponent");
    expect_error(world, "x_2_3", 4, 1, "a second index");
    expect_error(world, "x^2'", 4, 1, "write the prime first");
    expect_error(world, "x^", 2, 1, "^ needs something behind it");
    expect_error(world, "\\frac{a}", 1, 5, "\\frac needs something behind it");
    expect_error(world, "\\left( x", 1, 5, "never closed by a \\right");
    expect_error(world, "\\left x", 1, 7, "needs a bracket");
    expect_error(world, "x \\right)", 3, 6, "has no \\left");
    expect_error(world, "a & b", 3, 1, "belongs into a table");
    expect_error(world, "a \\\\ b", 3, 2, "belongs into a table");
    expect_error(world, "\\begin{matrix} a", 1, 6, "never closed by a \\end");
    expect_error(world, "\\begin{table} a \\end{table}", 8, 5, "no \\begin{table}");
    expect_error(world, "\\begin{matrix} a \\end{cases}", 23, 5, "must be the same");
    expect_error(world, "\\end{matrix}", 1, 4, "no \\begin");
    expect_error(world, "x\\limits_2", 2, 7, "behind a large operator");
    expect_error(world, "\\text{$x$", 6, 1, "never closed");
    expect_error(world, "\\text{a \\frac}", 9, 1, "only words");
    expect_error(world, "50 %", 4, 1, "write \\%");
    expect_error(world, "\\obj{x}{y}", 6, 1, "takes a number");
    expect_error(world, "\\obj{1} y", 1, 4, "in braces");
    expect_error(world, "x \\", 3, 1, "at the end");
    expect_error(world, "\\sqrt[3 x", 6, 1, "never closed by a ]");
    expect_error(world, "\\not a", 1, 6, "strike out");
}

static void errors_quote_their_line(void **state)
{
    struct world *world = *state;
    struct cg_error error;
    const char *tex = "a +\n b + \\fo c\n d";
    assert_null(cg_formula_layout(world->fonts, &world->arena, tex, strlen(tex), true, &error));
    assert_int_equal(error.place.line, 2);
    assert_int_equal(error.place.column, 6);
    assert_string_equal(error.source, " b + \\fo c");
    assert_null(cg_formula_layout(world->fonts, &world->arena, tex, strlen(tex), true, NULL));
}

static char *repeated(const char *part, size_t count)
{
    size_t length = strlen(part);
    char *text = test_malloc(length * count + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, part, length);
    text[length * count] = '\0';
    return text;
}

static void depth_and_size_are_capped(void **state)
{
    struct world *world = *state;
    static const char *const parts[] = {"{",       "\\frac{",   "\\sqrt",          "x^{",
                                        "\\left(", "\\obj{1}{", "\\begin{matrix}", "\\hat\\hat",
                                        "\\sqrt[", "\\mathbf{"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *text = repeated(parts[i], 500);
        struct cg_error error = {0};
        assert_null(
            cg_formula_layout(world->fonts, &world->arena, text, strlen(text), true, &error));
        assert_non_null(strstr(error.text, "nested more than 64 deep"));
        test_free(text);
    }
    char *braces = repeated("{", 100000);
    expect_error(world, braces, 1, 0, "more than 16384 characters");
    test_free(braces);
    char *open = repeated("{", 64), *close = repeated("}", 64), text[130];
    snprintf(text, sizeof text, "%sx%s", open, close);
    assert_int_equal(lay(world, text, true)->n_glyphs, 1);
    test_free(open);
    test_free(close);
}

/* Tall brackets inside one another: pieces add up faster than the source is long. */
static void glyphs_are_capped(void **state)
{
    struct world *world = *state;
    struct cg_strbuf tex;
    cg_strbuf_init(&tex);
    for (int i = 0; i < 30; i++)
        cg_put(&tex, "\\left(");
    cg_put(&tex, "\\begin{matrix}");
    for (int i = 0; i < 5000; i++)
        cg_put(&tex, "\\\\");
    cg_put(&tex, "\\end{matrix}");
    for (int i = 0; i < 30; i++)
        cg_put(&tex, "\\right)");
    expect_error(world, tex.text, 1, 0, "more than 20000 glyphs");
    cg_strbuf_finish(&tex);
}

/* Work grows with the length of the source, not faster: memory is a count of it. */
static void layout_is_linear(void **state)
{
    struct world *world = *state;
    size_t used[2];
    for (size_t i = 0; i < 2; i++) {
        char *text = repeated("\\frac{a_i}{b}+", i ? 800 : 400);
        text[strlen(text) - 1] = '\0';
        cg_arena_reset(&world->arena);
        lay(world, text, true);
        used[i] = world->arena.total;
        test_free(text);
    }
    assert_true(used[1] < 2.2 * (double)used[0]);
    cg_arena_reset(&world->arena);
    lay(world, "\\frac{\\partial J}{\\partial W} = H^\\top \\delta", true);
    assert_true(world->arena.total < 20000);
}

static void empty_parts_are_fine(void **state)
{
    struct world *world = *state;
    struct cg_formula *formula = lay(world, "", true);
    assert_int_equal(formula->n_glyphs, 0);
    assert_float_equal(formula->width, 0, 0);
    static const char *const odd[] = {"{}",
                                      "\\frac{}{}",
                                      "\\sqrt{}",
                                      "^2",
                                      "_{}^{}",
                                      "\\left.\\right.",
                                      "\\hat{}",
                                      "\\overline{}",
                                      "\\underbrace{}_{}",
                                      "\\text{}",
                                      "\\obj{1}{}",
                                      "\\begin{matrix}\\end{matrix}",
                                      "\\mathbf{}",
                                      "{}^T",
                                      "\\big.",
                                      "\\overset{}{}",
                                      "\\begin{aligned}&\\\\&&\\end{aligned}"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_true(isfinite(lay(world, odd[i], i % 2)->width));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_move_nothing),
        cmocka_unit_test(scripts_belong_to_what_an_object_ends_with),
        cmocka_unit_test(objects_nest_and_have_boxes),
        cmocka_unit_test(spaces_follow_the_table),
        cmocka_unit_test(scripts_have_no_operator_spaces),
        cmocka_unit_test(scripts_rise_and_sink),
        cmocka_unit_test(limits_stand_above_and_below_in_display_style),
        cmocka_unit_test(brackets_grow),
        cmocka_unit_test(primes_are_small_and_join_exponents),
        cmocka_unit_test(typed_characters_are_their_commands),
        cmocka_unit_test(text_is_in_the_text_face),
        cmocka_unit_test(the_seed_derivation_is_laid_out),
        cmocka_unit_test(a_fraction_with_objects),
        cmocka_unit_test(a_sum_in_both_styles),
        cmocka_unit_test(an_assembled_bracket),
        cmocka_unit_test(an_accent_and_a_root),
        cmocka_unit_test(an_underbrace),
        cmocka_unit_test(errors_have_their_place),
        cmocka_unit_test(errors_quote_their_line),
        cmocka_unit_test(depth_and_size_are_capped),
        cmocka_unit_test(glyphs_are_capped),
        cmocka_unit_test(layout_is_linear),
        cmocka_unit_test(empty_parts_are_fine),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
