#include "lesson/narration.h"

#include <chalkgrad/strbuf.h>

#include <ctype.h>
#include <string.h>

static void add_steps(struct cg_lines *lines, struct cg_arena *arena,
                      const struct cg_step *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lines->steps =
            cg_grow(arena, lines->steps, lines->count, &lines->capacity, sizeof *lines->steps);
        lines->steps[lines->count++] = steps[i];
        if (steps[i]->children_kind == CG_CHILDREN_DERIVATIONS)
            add_steps(lines, arena, steps[i]->children, steps[i]->n_children);
    }
}

void cg_lines_add(struct cg_lines *lines, struct cg_arena *arena,
                  const struct cg_derivation *derivation)
{
    add_steps(lines, arena, derivation->steps, derivation->n_steps);
}

/* ---- names ------------------------------------------------------------------------------- */

static bool same_words(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
    return *a == *b;
}

static enum cg_rule find_rule(const char *name)
{
    for (int rule = 0; rule < CG_RULE_COUNT; rule++) {
        const struct cg_rule_info *info = cg_rule_info((enum cg_rule)rule);
        if (same_words(name, info->key) || same_words(name, info->name))
            return (enum cg_rule)rule;
    }
    return CG_RULE_COUNT;
}

/* Takes `dJ` or `∂J` off the text; false where another name stands there. */
static const char *skip_differential(const char *text, const char *name)
{
    if (*text == 'd')
        text++;
    else if (strncmp(text, "∂", strlen("∂")) == 0)
        text += strlen("∂");
    else
        return NULL;
    size_t length = strlen(name);
    return strncmp(text, name, length) == 0 ? text + length : NULL;
}

bool cg_names_derivation(const struct cg_derivation *d, const char *text)
{
    if (d->name && strcmp(d->name->name, text) == 0)
        return true;
    const char *rest = skip_differential(text, d->of->name);
    if (!rest || *rest != '/')
        return false;
    rest = skip_differential(rest + 1, d->wrt->name);
    return rest && *rest == '\0';
}

static const struct cg_derivation *find_derivation(const struct cg_lines *lines, const char *text)
{
    for (size_t i = 0; i < lines->count; i++)
        if (cg_names_derivation(lines->steps[i]->derivation, text))
            return lines->steps[i]->derivation;
    return NULL;
}

/* Where " of " or " in " divides the name, or NULL. The last one counts. */
static const char *find_divider(const char *name)
{
    const char *found = NULL;
    for (const char *at = name; (at = strchr(at, ' ')); at++)
        if (strncmp(at, " of ", 4) == 0 || strncmp(at, " in ", 4) == 0)
            found = at;
    return found;
}

/* ---- suggestions ------------------------------------------------------------------------- */

/* Every name that would do: keys and shown names of the rules, the derivations. */
static const char *suggest(const struct cg_lines *lines, struct cg_arena *arena, const char *name)
{
    size_t count = 0, most = 2 * CG_RULE_COUNT + 2 * lines->count;
    const char **words = cg_alloc_array(arena, most, sizeof *words);
    for (int rule = 0; rule < CG_RULE_COUNT; rule++) {
        words[count++] = cg_rule_info((enum cg_rule)rule)->key;
        words[count++] = cg_rule_info((enum cg_rule)rule)->name;
    }
    const struct cg_derivation *last = NULL;
    for (size_t i = 0; i < lines->count; i++) {
        const struct cg_derivation *d = lines->steps[i]->derivation;
        if (d == last)
            continue;
        last = d;
        words[count++] = cg_format(arena, "d%s/d%s", d->of->name, d->wrt->name);
        if (d->name)
            words[count++] = d->name->name;
    }
    return cg_nearest_word(words, count, name);
}

struct search {
    struct cg_lines *lines;
    struct cg_opening *o;
    const char *name; /* as written */
    struct cg_place place;
    const struct cg_derivation *within; /* NULL: any */
};

static bool fail(const struct search *s, const char *text)
{
    return cg_source_fail(&s->o->source, s->o->error, s->place,
                          cg_utf8_length(s->name, strlen(s->name)), "%s", text);
}

static bool fail_unknown(const struct search *s, const char *part)
{
    struct cg_arena *arena = &s->o->lesson->arena;
    const char *near = suggest(s->lines, arena, part);
    return fail(s, near ? cg_format(arena,
                                    "no line of the derivation above is called '%.60s'; did you "
                                    "mean '%s'?",
                                    part, near)
                        : cg_format(arena,
                                    "no line of the derivation above is called '%.60s' (for bold "
                                    "words that are no name, put the full stop behind the **)",
                                    part));
}

/* ---- lines ------------------------------------------------------------------------------- */

static bool is_by(const struct cg_step *step, enum cg_rule rule)
{
    if (step->rule == rule)
        return true;
    if (step->children_kind != CG_CHILDREN_ATOMS)
        return false;
    for (size_t i = 0; i < step->n_children; i++)
        if (step->children[i]->rule == rule)
            return true;
    return false;
}

static bool is_within(const struct search *s, size_t i)
{
    return !s->within || s->lines->steps[i]->derivation == s->within;
}

/* The first line by the rule from `from` on; the count where there is none. */
static size_t next_line(const struct search *s, enum cg_rule rule, size_t from)
{
    while (from < s->lines->count && !(is_within(s, from) && is_by(s->lines->steps[from], rule)))
        from++;
    return from;
}

/* "chain, collapse, matrix form": the rules of the lines where one was looked for. */
static const char *list_rules(const struct search *s)
{
    struct cg_strbuf list;
    cg_strbuf_init(&list);
    for (int rule = 0; rule < CG_RULE_COUNT; rule++) {
        bool has = false;
        for (size_t i = 0; i < s->lines->count && !has; i++)
            has = is_within(s, i) && s->lines->steps[i]->rule == (enum cg_rule)rule;
        if (has)
            cg_putf(&list, "%s%s", list.length ? ", " : "", cg_rule_info((enum cg_rule)rule)->key);
    }
    char *copy = cg_strndup(&s->o->lesson->arena, list.text, list.length);
    cg_strbuf_finish(&list);
    return copy;
}

static bool fail_rule(const struct search *s, enum cg_rule rule)
{
    struct cg_arena *arena = &s->o->lesson->arena;
    const char *key = cg_rule_info(rule)->key;
    size_t earlier = next_line(s, rule, 0);
    if (earlier == s->lines->count)
        return fail(s, cg_format(arena,
                                 "no line of the derivation %s is by the rule '%s'; its "
                                 "rules are %s",
                                 s->within ? "named here" : "above", key, list_rules(s)));
    const struct cg_derivation *d = s->lines->steps[earlier]->derivation;
    return fail(s, cg_format(arena,
                             "no line by the rule '%s' comes after the one named before; there is "
                             "one earlier: '%s of d%s/d%s'",
                             key, key, d->of->name, d->wrt->name));
}

/* A line may be named again by another rule that it bundles; by the same rule the next is meant. */
static bool find_by_rule(const struct search *s, enum cg_rule rule, size_t *line)
{
    struct cg_lines *lines = s->lines;
    size_t from = !lines->named ? 0 : lines->rule == rule ? lines->cursor + 1 : lines->cursor;
    *line = next_line(s, rule, from);
    if (*line == lines->count && s->within)
        *line = next_line(s, rule, 0);
    if (*line == lines->count)
        return fail_rule(s, rule);
    lines->rule = rule;
    return true;
}

/* "line 3": the third of the block, or of the derivation. */
static bool find_by_number(const struct search *s, const char *number, size_t *line)
{
    size_t wanted, seen = 0;
    struct cg_slice slice = {number, strlen(number), {0}};
    if (!cg_slice_whole(slice, 1, 1000000, &wanted))
        return fail(s, "a line is named by its number, as in 'line 3'");
    for (*line = 0; *line < s->lines->count; ++*line)
        if (is_within(s, *line) && ++seen == wanted)
            return true;
    return fail(s, cg_format(&s->o->lesson->arena, "there are only %zu lines", seen));
}

static bool find_first(const struct search *s, size_t *line)
{
    *line = 0;
    while (!is_within(s, *line))
        ++*line;
    return true;
}

static bool find_line(struct search *s, const char *part, size_t *line)
{
    enum cg_rule rule = find_rule(part);
    if (rule != CG_RULE_COUNT)
        return find_by_rule(s, rule, line);
    s->lines->rule = CG_RULE_COUNT;
    if (strncmp(part, "line ", 5) == 0)
        return find_by_number(s, part + 5, line);
    if (!s->within && (s->within = find_derivation(s->lines, part)))
        return find_first(s, line);
    return fail_unknown(s, part);
}

bool cg_lines_find(struct cg_lines *lines, struct cg_opening *o, const char *name,
                   struct cg_place place, size_t *line)
{
    struct search s = {lines, o, name, place, NULL};
    const char *divider = find_divider(name), *part = name;
    if (divider && find_rule(name) == CG_RULE_COUNT) {
        part = cg_strndup(&o->lesson->arena, name, (size_t)(divider - name));
        s.within = find_derivation(lines, divider + 4);
        if (!s.within)
            return fail_unknown(&s, find_rule(part) == CG_RULE_COUNT ? name : divider + 4);
    }
    if (!find_line(&s, part, line))
        return false;
    lines->cursor = *line;
    lines->named = true;
    return true;
}
