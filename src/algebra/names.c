#include "algebra/names.h"

#include "algebra/lexer.h"
#include "algebra/parser.h"

#include <chalkgrad/strbuf.h>
#include <chalkgrad/words.h>

#include <string.h>
#include <strings.h>

static size_t slot_of(const struct cg_names *names, const char *name, size_t length)
{
    uint64_t hash = 1469598103934665603u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
    size_t at = (size_t)(hash ^ hash >> 32) & (names->capacity - 1);
    for (; names->slots[at].name; at = (at + 1) & (names->capacity - 1))
        if (!strncmp(names->slots[at].name, name, length) && !names->slots[at].name[length])
            break;
    return at;
}

static void names_enlarge(struct cg_model *model)
{
    struct cg_names *names = model->names, old = *names;
    names->capacity = old.capacity ? 2 * old.capacity : 64;
    names->slots = cg_alloc_array(model->arena, names->capacity, sizeof *names->slots);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].name)
            names->slots[slot_of(names, old.slots[i].name, strlen(old.slots[i].name))] =
                old.slots[i];
}

void cg_names_add(struct cg_model *model, struct cg_name_entry entry)
{
    struct cg_names *names = model->names;
    if (2 * names->count >= names->capacity)
        names_enlarge(model);
    names->slots[slot_of(names, entry.name, strlen(entry.name))] = entry;
    names->count++;
}

const struct cg_name_entry *cg_names_find(const struct cg_model *model, const char *name,
                                          size_t length)
{
    const struct cg_names *names = model->names;
    const struct cg_name_entry *entry = &names->slots[slot_of(names, name, length)];
    return entry->name ? entry : NULL;
}

void cg_names_rebuild(struct cg_model *model)
{
    if (!model->names)
        model->names = cg_alloc(model->arena, sizeof *model->names);
    struct cg_names *names = model->names;
    if (names->slots)
        memset(names->slots, 0, names->capacity * sizeof *names->slots);
    names->count = 0;
    for (size_t i = 0; i < model->n_dims; i++)
        if (model->dims[i].name)
            cg_names_add(model, (struct cg_name_entry){.name = model->dims[i].name, .dim = (int)i});
    for (size_t i = 0; i < model->n_functions; i++)
        cg_names_add(model, (struct cg_name_entry){.name = model->functions[i]->name,
                                                   .function = model->functions[i]});
    for (size_t i = 0; i < model->n_values; i++)
        if (!model->values[i]->hinge)
            cg_names_add(model, (struct cg_name_entry){.name = model->values[i]->name,
                                                       .value = model->values[i]});
}

void cg_nearest_offer(struct cg_nearest *nearest, const char *candidate)
{
    size_t length = strlen(nearest->name);
    if (length > CG_LONGEST_NAME || strlen(candidate) > CG_LONGEST_NAME)
        return;
    size_t distance = 2 * cg_word_distance(nearest->name, candidate);
    size_t most = length < 2 ? 0 : length < 6 ? 2 : 4;
    if (!strcasecmp(nearest->name, candidate)) { /* only the case differs: nearer than one letter */
        distance = 1;
        most = 1;
    }
    if (distance > most || (nearest->best && (int)distance >= nearest->distance))
        return;
    nearest->best = candidate;
    nearest->distance = (int)distance;
}

const char *cg_model_nearest(const struct cg_model *model, const char *name)
{
    struct cg_nearest nearest = {.name = name};
    for (size_t i = 0; i < model->n_values; i++)
        if (!model->values[i]->hinge)
            cg_nearest_offer(&nearest, model->values[i]->name);
    for (size_t i = 0; i < model->n_functions; i++)
        cg_nearest_offer(&nearest, model->functions[i]->name);
    for (size_t i = 0; i < model->n_dims; i++)
        if (model->dims[i].name)
            cg_nearest_offer(&nearest, model->dims[i].name);
    return nearest.best;
}

static bool is_name(const char *text)
{
    const char *at = text, *end = text + strlen(text);
    if (at == end || !cg_is_name_start(cg_utf8_next(&at, end)))
        return false;
    while (at < end)
        if (!cg_is_name_part(cg_utf8_next(&at, end)))
            return false;
    return true;
}

bool cg_is_reserved(const char *name)
{
    return !strcmp(name, "dims") || !strcmp(name, "as") || cg_builtin_find(name) ||
           !strcmp(name, "uniform") || !strcmp(name, "normal") || !strcmp(name, "load");
}

static bool taken(const struct cg_model *model, const struct cg_name_entry *entry,
                  struct cg_place place, struct cg_error *error)
{
    const char *file = model->file, *name = entry->name;
    if (entry->value)
        return cg_fail(error, file, place, "%s is already the name of a value, from line %d", name,
                       entry->value->place.line);
    if (!entry->function)
        return cg_fail(error, file, place, "%s is already the name of a size", name);
    if (!entry->function->place.line)
        return cg_fail(error, file, place, "%s is a function of the language; choose another name",
                       name);
    return cg_fail(error, file, place, "%s is already the name of a function, from line %d", name,
                   entry->function->place.line);
}

bool cg_check_new_name(const struct cg_model *model, const char *name, struct cg_place place,
                       struct cg_error *error)
{
    if (!is_name(name))
        return cg_fail(error, model->file, place,
                       "'%.60s' is not a name; a name is made of letters, digits and _ and begins "
                       "with a letter",
                       name);
    if (strlen(name) > CG_LONGEST_NAME)
        return cg_fail(error, model->file, place, "this name is too long: at most %d bytes",
                       CG_LONGEST_NAME);
    if (cg_is_reserved(name))
        return cg_fail(error, model->file, place,
                       "%s is a word of the language; choose another name", name);
    const struct cg_name_entry *entry = cg_names_find(model, name, strlen(name));
    return !entry || taken(model, entry, place, error);
}
