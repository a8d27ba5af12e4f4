/* Names in C for what the model names. */
#include "algebra/c_print.h"

#include <string.h>

bool c_is_reserved(const char *name)
{
    static const char words[] =
        " auto break case char const continue default do double else enum extern float for goto if"
        " inline int long register restrict return short signed sizeof static struct switch"
        " typedef union unsigned void volatile while asm typeof NULL size_t ptrdiff_t wchar_t"
        " max_align_t offsetof NAN INFINITY HUGE_VAL signgam main grad out"
        " acos asin atan atan2 cbrt ceil copysign cos cosh drem erf erfc exp exp10 exp2 expm1 fabs"
        " fdim finite floor fma fmax fmin fmod frexp gamma hypot ilogb isinf isnan isfinite"
        " isnormal j0 j1 jn ldexp lgamma lgamma_r llrint llround log log10 log1p log2 logb lrint"
        " lround modf nan nearbyint nextafter nexttoward pow pow10 remainder remquo rint round"
        " scalb scalbln scalbn signbit significand sin sincos sinh sqrt tan tanh tgamma trunc y0 y1"
        " yn square linux unix ";
    char padded[80];
    if (snprintf(padded, sizeof padded, " %s ", name) >= (int)sizeof padded)
        return false;
    return strstr(words, padded) != NULL || !strncmp(name, "M_", 2);
}

/* The letters and digits of a text; of \delta_{2} it leaves delta_2, and of Y^* Y_. */
static char *plain(struct cg_arena *arena, const char *text)
{
    char *name = cg_alloc(arena, strlen(text) + 3), *end = name;
    for (const char *c = text; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        bool digit = *c >= '0' && *c <= '9';
        if ((letter || digit || *c == '_') && (end > name || letter))
            *end++ = *c;
    }
    if (end == name)
        *end++ = 'v';
    return name;
}

static bool is_plain(const char *name)
{
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c >= 0x80)
            return false;
    return true;
}

/* Does the model, or a named gradient, have this name as it is? */
static bool is_name(const struct c_writer *w, const char *name)
{
    if (cg_model_find(w->model, name) || cg_model_function(w->model, name))
        return true;
    for (size_t i = 0; i < w->book->n_results; i++)
        if (!strcmp(w->book->results[i]->name, name))
            return true;
    return false;
}

/* `name` with _ behind it until it is nobody else's. */
static const char *alone(const struct c_writer *w, const char *name)
{
    while (c_is_reserved(name) || is_name(w, name))
        name = cg_format(w->arena, "%s_", name);
    return name;
}

/* A name is kept where C can have it; else it gets one that ends in _ and its number, which no
 * name that is kept, and no other that is not, can have by chance. */
const char *c_value_name(const struct c_writer *w, const struct cg_value *value)
{
    if (is_plain(value->name) && !c_is_reserved(value->name))
        return value->name;
    const char *base = is_plain(value->name) ? value->name : value->tex;
    const char *name = plain(w->arena, base);
    for (size_t i = 0; i < w->model->n_values + w->book->n_results; i++) {
        const struct cg_value *other =
            i < w->model->n_values ? w->model->values[i] : w->book->results[i - w->model->n_values];
        if (other != value && !is_plain(other->name) && !strcmp(plain(w->arena, other->tex), name))
            return alone(w, cg_format(w->arena, "%s_%zu", name, value->id));
    }
    return alone(w, name);
}

/* What math.h calls a function of the model, or NULL. */
static const char *library_name(const struct cg_function *function, int order)
{
    static const char *const names[CG_KERNEL_COUNT] = {
        [CG_EXP] = "exp", [CG_LOG] = "log",   [CG_SQRT] = "sqrt", [CG_SIN] = "sin",
        [CG_COS] = "cos", [CG_TANH] = "tanh", [CG_ABS] = "fabs",
    };
    return order || function->place.line ? NULL : names[function->kernel];
}

bool c_must_define(const struct cg_function *function, int order)
{
    return !library_name(function, order);
}

const char *c_function_name(const struct c_writer *w, const struct cg_function *function, int order)
{
    if (library_name(function, order))
        return library_name(function, order);
    const char *behind = order == 0 ? "" : order == 1 ? "_prime" : "_second";
    const char *base = is_plain(function->name) ? function->name
                                                : cg_format(w->arena, "f%d", function->place.line);
    const char *name = cg_format(w->arena, "%s%s", base, behind);
    while (c_is_reserved(name) || cg_model_find(w->model, name) ||
           ((order || base != function->name) && is_name(w, name)))
        name = cg_format(w->arena, "%s_", name);
    return name;
}

const char *c_loop_name(const struct c_writer *w, int depth)
{
    static const char letters[] = "ijklmnpqrs";
    if (depth >= (int)sizeof letters - 1)
        return c_own_name(w, "i", (size_t)depth);
    return alone(w, cg_format(w->arena, "%c", letters[depth]));
}

const char *c_index_name(const struct c_writer *w, struct cg_index index)
{
    return index.letter ? alone(w, cg_format(w->arena, "%c", index.letter)) : "0";
}

const char *c_own_name(const struct c_writer *w, const char *kind, size_t n)
{
    return alone(w, cg_format(w->arena, "%s%zu", kind, n));
}
