#include "view/inked.h"

#include <ctype.h>
#include <string.h>

/* A slice of TeX. */
struct slice {
    const char *at;
    size_t length;
};

/* An atom with its scripts, in either order: Y^*_i. Slices are without outer braces. */
struct atom {
    struct slice nucleus, sub, sup;
};

struct inker {
    struct cg_arena *arena;
    const struct cg_model *model;
    const struct cg_book *book;
    const struct cg_letters *letters;
    struct cg_objects *objects;
    struct cg_strbuf out;
    int depth;
    bool below;       /* the next \\partial is that of a denominator */
    bool has_partial; /* then `partial` is the ink of the fraction's signs */
    struct cg_object partial;
};

enum { DEEPEST = 32 };

static void collect(const struct cg_expr *expr, struct cg_letters *letters, int depth)
{
    if (depth > 200)
        return;
    struct cg_index own[2];
    for (size_t i = 0, count = cg_node_indices(expr, own); i < count; i++)
        letters->known[(unsigned char)own[i].letter] = true;
    for (size_t i = 0; i < expr->n_args; i++)
        collect(expr->args[i], letters, depth + 1);
}

struct cg_letters cg_lesson_letters(const struct cg_lesson *lesson)
{
    struct cg_letters letters = {{false}};
    for (size_t i = 0; i < lesson->n_beats; i++) {
        const struct cg_step *step = lesson->beats[i].step;
        if (!step)
            continue;
        collect(step->rhs, &letters, 0);
        collect(step->lhs, &letters, 0);
    }
    return letters;
}

/* One token: a command with its name, a braced group, or one character. */
static size_t token_length(const char *at)
{
    if (*at == '\\') {
        size_t n = 1;
        while (isalpha((unsigned char)at[n]))
            n++;
        return n > 1 ? n : at[1] ? 2 : 1;
    }
    if (*at == '{') {
        size_t depth = 0, n = 0;
        for (; at[n]; n++) {
            if (at[n] == '\\' && at[n + 1])
                n++;
            else if (at[n] == '{')
                depth++;
            else if (at[n] == '}' && --depth == 0)
                return n + 1;
        }
        return n;
    }
    size_t n = 1;
    while (((unsigned char)at[n] & 0xC0) == 0x80)
        n++;
    return n;
}

static struct slice unbraced(const char *at, size_t length)
{
    if (length >= 2 && at[0] == '{' && at[length - 1] == '}')
        return (struct slice){at + 1, length - 2};
    return (struct slice){at, length};
}

static bool same(struct slice a, struct slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

static const char *blanks(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

/* A nucleus that can be a name: a letter or a command. */
static bool names(const char *at)
{
    return isalpha((unsigned char)*at) || ((unsigned char)*at & 0x80) ||
           (*at == '\\' && isalpha((unsigned char)at[1]));
}

/* What may stand behind _ or ^ in a name; other things are left to TeX. */
static bool is_script(const char *at)
{
    return *at == '{' || *at == '*' || *at == '+' || *at == '-' || isdigit((unsigned char)*at) ||
           names(at);
}

/* Reads the atom at `at`; returns its length. */
static size_t read_atom(const char *at, struct atom *atom)
{
    size_t n = token_length(at);
    *atom = (struct atom){.nucleus = unbraced(at, n)};
    for (;;) {
        const char *script = blanks(at + n);
        struct slice *part = *script == '_' ? &atom->sub : *script == '^' ? &atom->sup : NULL;
        if (!part || part->at)
            return n;
        const char *body = blanks(script + 1);
        if (!is_script(body))
            return n;
        size_t length = token_length(body);
        *part = unbraced(body, length);
        n = (size_t)(body - at) + length;
    }
}

/* How many of the value's scripts the atom has; -1 where it is another symbol. */
static int matches(const struct atom *atom, const char *tex)
{
    struct atom value;
    if (!*tex || tex[read_atom(tex, &value)] != '\0' || !same(value.nucleus, atom->nucleus))
        return -1;
    int score = 0;
    if (value.sub.at) {
        if (!same(value.sub, atom->sub))
            return -1;
        score++;
    }
    if (value.sup.at) {
        if (!same(value.sup, atom->sup))
            return -1;
        score++;
    }
    return score;
}

static const struct cg_value *find_value(const struct inker *ink, const struct atom *atom)
{
    const struct cg_value *best = NULL;
    int score = -1;
    for (size_t i = 0; ink->model && i < ink->model->n_values; i++) {
        int s = matches(atom, ink->model->values[i]->tex);
        if (s > score) {
            score = s;
            best = ink->model->values[i];
        }
    }
    for (size_t i = 0; ink->book && i < ink->book->n_results; i++) {
        int s = matches(atom, ink->book->results[i]->tex);
        if (s > score) {
            score = s;
            best = ink->book->results[i];
        }
    }
    return best;
}

static bool is_function(const struct inker *ink, const struct atom *atom)
{
    for (size_t i = CG_KERNEL_COUNT; ink->model && i < ink->model->n_functions; i++)
        if (matches(atom, ink->model->functions[i]->tex) >= 0)
            return true;
    return false;
}

static bool is_letter(const struct inker *ink, struct slice nucleus)
{
    return nucleus.length == 1 && (unsigned char)*nucleus.at < 128 &&
           ink->letters->known[(unsigned char)*nucleus.at];
}

static void open_object(struct inker *ink, struct cg_object object)
{
    struct cg_objects *objects = ink->objects;
    objects->objects = cg_grow(objects->arena, objects->objects, objects->count, &objects->capacity,
                               sizeof *objects->objects);
    objects->objects[objects->count++] = object;
    cg_putf(&ink->out, "\\obj{%zu}{", objects->count);
}

static void put_slice(struct inker *ink, struct slice slice)
{
    cg_putn(&ink->out, slice.at, slice.length);
}

static void ink_tokens(struct inker *ink, struct slice tex);

/* A script: in the ink of its value where it is part of the name, else inked by itself. */
static void put_script(struct inker *ink, char sign, struct slice script,
                       const struct cg_value *value, bool of_value)
{
    if (!script.at)
        return;
    cg_putf(&ink->out, "%c{", sign);
    if (of_value) {
        open_object(ink, (struct cg_object){.kind = CG_OBJECT_VALUE, .value = value});
        put_slice(ink, script);
        cg_putc(&ink->out, '}');
    } else {
        ink_tokens(ink, script);
    }
    cg_putc(&ink->out, '}');
}

/* Kronecker: \delta with two index letters below. */
static bool is_kronecker(const struct inker *ink, const struct atom *atom)
{
    if (!same(atom->nucleus, (struct slice){"\\delta", 6}) || atom->sub.length != 2)
        return false;
    struct slice first = {atom->sub.at, 1}, second = {atom->sub.at + 1, 1};
    return is_letter(ink, first) && is_letter(ink, second);
}

static void put_nucleus(struct inker *ink, struct slice nucleus, const struct cg_object *object)
{
    if (object)
        open_object(ink, *object);
    put_slice(ink, nucleus);
    if (object)
        cg_putc(&ink->out, '}');
}

/* The sign of a gradient is in the gradient's ink, that of another derivative in the ink of what
 * changes; the sign in the denominator is as that in the numerator. */
static void ink_partial(struct inker *ink, struct slice sign)
{
    if (!ink->below) {
        const char *behind = blanks(sign.at + sign.length);
        struct atom atom = {0};
        size_t length = names(behind) ? read_atom(behind, &atom) : 0;
        const struct cg_value *of = length > 0 ? find_value(ink, &atom) : NULL;
        ink->has_partial = of != NULL;
        ink->partial = (struct cg_object){.kind = CG_OBJECT_VALUE, .value = of};
        if (of && cg_is_scalar(ink->model, of->shape))
            ink->partial =
                (struct cg_object){.kind = CG_OBJECT_TERM, .node = cg_grad(ink->arena, of, of)};
    }
    ink->below = !ink->below;
    put_nucleus(ink, sign, ink->has_partial ? &ink->partial : NULL);
}

static void ink_atom(struct inker *ink, const struct atom *atom)
{
    const struct cg_value *value = find_value(ink, atom);
    struct atom named = {0};
    if (value)
        read_atom(value->tex, &named);
    if (is_kronecker(ink, atom) && !named.sub.at) {
        value = NULL;
        put_nucleus(ink, atom->nucleus, &(struct cg_object){.kind = CG_OBJECT_DELTA});
    } else if (value) {
        put_nucleus(ink, atom->nucleus,
                    &(struct cg_object){.kind = CG_OBJECT_VALUE, .value = value});
    } else if (is_function(ink, atom)) {
        put_nucleus(ink, atom->nucleus, &(struct cg_object){.kind = CG_OBJECT_FUNCTION});
    } else if (is_letter(ink, atom->nucleus)) {
        put_nucleus(
            ink, atom->nucleus,
            &(struct cg_object){.kind = CG_OBJECT_INDEX, .index = {.letter = *atom->nucleus.at}});
    } else {
        put_slice(ink, atom->nucleus);
    }
    put_script(ink, '_', atom->sub, value, value && named.sub.at);
    put_script(ink, '^', atom->sup, value, value && named.sup.at);
}

/* Commands whose argument is not maths, or a name: copied whole. */
static bool copies_argument(const char *at, size_t length)
{
    static const char *const verbatim[] = {"\\text", "\\mathrm", "\\operatorname", "\\begin",
                                           "\\end",  "\\obj",    "\\textbf",       "\\textit"};
    for (size_t i = 0; i < sizeof verbatim / sizeof *verbatim; i++)
        if (strlen(verbatim[i]) == length && memcmp(at, verbatim[i], length) == 0)
            return true;
    return false;
}

static void ink_tokens(struct inker *ink, struct slice tex)
{
    if (++ink->depth > DEEPEST) {
        put_slice(ink, tex);
        ink->depth--;
        return;
    }
    const char *source = cg_strndup(ink->arena, tex.at, tex.length), *at = source;
    while (*at) {
        size_t n = token_length(at);
        if (*at == '{' && n >= 2 && at[n - 1] == '}') {
            cg_putc(&ink->out, '{');
            ink_tokens(ink, (struct slice){at + 1, n - 2});
            cg_putc(&ink->out, '}');
        } else if (*at == '\\' && copies_argument(at, n)) {
            const char *argument = blanks(at + n);
            if (*argument == '{')
                n = (size_t)(argument - at) + token_length(argument);
            cg_putn(&ink->out, at, n);
        } else if (n == strlen("\\partial") && strncmp(at, "\\partial", n) == 0) {
            ink_partial(ink, (struct slice){at, n});
        } else if (names(at)) {
            struct atom atom;
            size_t length = read_atom(at, &atom);
            const struct cg_value *value = find_value(ink, &atom);
            if (value || is_letter(ink, atom.nucleus) || is_function(ink, &atom) ||
                is_kronecker(ink, &atom)) {
                ink_atom(ink, &atom);
                n = length;
            } else {
                cg_putn(&ink->out, at, n); /* scripts come as tokens of their own */
            }
        } else if ((*at == '_' || *at == '^') && (at[1] == '{' || names(at + 1))) {
            size_t length = token_length(at + 1);
            cg_putf(&ink->out, "%c{", *at);
            ink_tokens(ink, unbraced(at + 1, length));
            cg_putc(&ink->out, '}');
            n = 1 + length;
        } else {
            cg_putn(&ink->out, at, n);
        }
        at += n;
    }
    ink->depth--;
}

const char *cg_ink_tex(struct cg_arena *arena, const struct cg_model *model,
                       const struct cg_book *book, const struct cg_letters *letters,
                       const char *tex, struct cg_objects *objects)
{
    struct inker ink = {arena, model, book, letters, objects, .depth = 0};
    cg_strbuf_init(&ink.out);
    ink_tokens(&ink, (struct slice){tex, strlen(tex)});
    const char *inked = cg_strdup(arena, ink.out.text);
    cg_strbuf_finish(&ink.out);
    return inked;
}
