/* Between two painted lines: what both show flies, what only one shows fades. */
#include "view/stage.h"

#include <math.h>
#include <string.h>

/* ---- which node of one line is which of the other ---- */

struct nodes {
    const struct cg_expr **list;
    size_t count, capacity;
};

static void collect(struct stage *stage, struct nodes *nodes, const struct stage_picture *picture)
{
    for (size_t i = 0; i < picture->count; i++) {
        const struct cg_expr *node = picture->keys[i].node;
        bool known = !node;
        for (size_t j = nodes->count; j-- > 0 && !known;)
            known = nodes->list[j] == node;
        if (known)
            continue;
        nodes->list =
            cg_grow(stage->arena, nodes->list, nodes->count, &nodes->capacity, sizeof *nodes->list);
        nodes->list[nodes->count++] = node;
    }
}

static bool is_in(const struct nodes *nodes, const struct cg_expr *node)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (nodes->list[i] == node)
            return true;
    return false;
}

/* The node of the earlier line that `node` was, came from, or reads the same as; or NULL. */
static const struct cg_expr *ancestor(const struct nodes *earlier, const struct cg_expr *node)
{
    const struct cg_expr *at = node;
    for (int i = 0; at && i < 64; i++, at = at->origin)
        if (is_in(earlier, at))
            return at;
    for (size_t i = 0; i < earlier->count; i++)
        if (cg_expr_equal(earlier->list[i], node))
            return earlier->list[i];
    return NULL;
}

/* ---- which item is which ---- */

static bool same_at(const struct stage_key *a, const struct stage_key *b)
{
    return memcmp(a->at, b->at, sizeof a->at) == 0;
}

static const struct cg_item *find_item(const struct stage_picture *from, const struct cg_expr *node,
                                       enum stage_role role, const struct stage_key *key,
                                       enum cg_item_kind kind, size_t *at)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct stage_key *other = &from->keys[i];
        if (other->role == role && other->node == node && from->items[i].kind == kind &&
            same_at(other, key)) {
            *at = i;
            return &from->items[i];
        }
    }
    return NULL;
}

static bool has_role(const struct stage_picture *picture, enum stage_role role)
{
    for (size_t i = 0; i < picture->count; i++)
        if (picture->keys[i].role == role)
            return true;
    return false;
}

/* The one sheet whose cell (row, col) is not a ghost: what survives the collapse there. */
static bool surviving_sheet(const struct stage_picture *from, const struct stage_key *key,
                            uint32_t *sheet)
{
    size_t found = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct stage_key *other = &from->keys[i];
        if (other->role != ROLE_SHEET || from->items[i].kind != CG_ITEM_RECT ||
            other->at[1] != key->at[1] || other->at[2] != key->at[2] || other->at[3] != 0 ||
            from->items[i].u.rect.fill.a == 0)
            continue;
        *sheet = other->at[0];
        found++;
    }
    return found == 1;
}

struct match {
    const struct stage *stage;
    const struct stage_picture *from;
    struct nodes nodes;
    bool collapse; /* sheets become the result */
    bool *used;
};

static void place_of(const struct cg_item *item, float *x, float *y)
{
    *x = *y = 0;
    if (item->kind == CG_ITEM_RECT) {
        *x = item->u.rect.box.x;
        *y = item->u.rect.box.y;
    } else if (item->kind == CG_ITEM_GLYPHS) {
        *x = item->u.glyphs.x;
        *y = item->u.glyphs.y;
    }
}

/* Words that stay, or move a little, do so; the same words elsewhere are others. */
static const struct cg_item *find_fixed(struct match *m, const struct cg_item *item,
                                        const struct stage_key *key)
{
    float x, y, at_x, at_y, nearest = 1.2f * m->stage->em;
    place_of(item, &x, &y);
    size_t found = m->from->count;
    for (size_t i = 0; i < m->from->count; i++) {
        const struct stage_key *other = &m->from->keys[i];
        if (other->role != ROLE_FIXED || m->used[i] || m->from->items[i].kind != item->kind ||
            !same_at(other, key))
            continue;
        place_of(&m->from->items[i], &at_x, &at_y);
        float distance = fabsf(x - at_x) + fabsf(y - at_y);
        if (distance < nearest) {
            nearest = distance;
            found = i;
        }
    }
    if (found == m->from->count)
        return NULL;
    m->used[found] = true;
    return &m->from->items[found];
}

/* A cell of the result after a collapse comes from the sheet that survives there; so does the
 * outline of the pinned cell. */
static const struct cg_item *find_survivor(struct match *m, const struct cg_item *item,
                                           const struct stage_key *key, size_t *at)
{
    struct stage_key cell = *key, wanted = *key;
    if (key->at[3] >= 100) {
        cell.at[1] = (uint32_t)m->stage->pin_row;
        cell.at[2] = (uint32_t)m->stage->pin_col;
    }
    if (!surviving_sheet(m->from, &cell, &wanted.at[0]))
        return NULL;
    return find_item(m->from, NULL, ROLE_SHEET, &wanted, item->kind, at);
}

/* Where an item of the later line flies from. */
static const struct cg_item *source_of(struct match *m, const struct cg_item *item,
                                       const struct stage_key *key)
{
    if (key->role == ROLE_NONE)
        return NULL;
    if (key->role == ROLE_FIXED)
        return find_fixed(m, item, key);
    const struct cg_expr *node = key->node ? ancestor(&m->nodes, key->node) : NULL;
    if (key->node && !node)
        return NULL;
    size_t at;
    const struct cg_item *found = NULL;
    if (key->role == ROLE_RESULT && m->collapse)
        found = find_survivor(m, item, key, &at);
    if (!found && key->role == ROLE_PREVIOUS) /* the line that was current moves up */
        found = find_item(m->from, node, ROLE_LINE, key, item->kind, &at);
    if (!found)
        found = find_item(m->from, node, key->role, key, item->kind, &at);
    if (found)
        m->used[at] = true;
    return found;
}

/* ---- in between ---- */

static float lerp(float a, float b, float t)
{
    return a + (b - a) * t;
}

static struct cg_box lerp_box(struct cg_box a, struct cg_box b, float t)
{
    return (struct cg_box){lerp(a.x, b.x, t), lerp(a.y, b.y, t), lerp(a.w, b.w, t),
                           lerp(a.h, b.h, t)};
}

static void fade_item(struct cg_item *item, float alpha)
{
    switch (item->kind) {
    case CG_ITEM_RECT:
        item->u.rect.fill = stage_faded(item->u.rect.fill, alpha);
        item->u.rect.stroke = stage_faded(item->u.rect.stroke, alpha);
        break;
    case CG_ITEM_GLYPHS:
        item->u.glyphs.color = stage_faded(item->u.glyphs.color, alpha);
        break;
    case CG_ITEM_LINE:
        item->u.line.color = stage_faded(item->u.line.color, alpha);
        break;
    case CG_ITEM_TEXELS:
    case CG_ITEM_CLIP:
        break;
    }
}

static struct cg_item *append(struct stage *stage, const struct cg_item *item, float alpha)
{
    if (alpha <= 0)
        return NULL;
    struct cg_item *copy = cg_scene_add(stage->scene, item->kind);
    *copy = *item;
    fade_item(copy, alpha);
    return copy;
}

static bool same_glyphs(const struct cg_item *a, const struct cg_item *b)
{
    if (a->u.glyphs.face != b->u.glyphs.face || a->u.glyphs.count != b->u.glyphs.count)
        return false;
    for (size_t i = 0; i < a->u.glyphs.count; i++)
        if (a->u.glyphs.glyphs[i].id != b->u.glyphs.glyphs[i].id)
            return false;
    return true;
}

/* Moves the glyphs of `item` to where the way from a to b is at t. */
static void fly_glyphs(struct cg_item *item, const struct cg_item *a, const struct cg_item *b,
                       float t)
{
    item->u.glyphs.x = lerp(a->u.glyphs.x, b->u.glyphs.x, t);
    item->u.glyphs.y = lerp(a->u.glyphs.y, b->u.glyphs.y, t);
    item->u.glyphs.size = lerp(a->u.glyphs.size, b->u.glyphs.size, t);
}

/* Fades out in the first and in in the last part of the way: the two hardly blur, and the picture
 * is never empty. */
static float leaving(float t)
{
    return fmaxf(0, 1 - t / 0.6f);
}

static float arriving(float t)
{
    return fmaxf(0, (t - 0.4f) / 0.6f);
}

/* A colour that cannot be seen has no hue of its own. */
static struct cg_color mix_visible(struct cg_color a, struct cg_color b, float t)
{
    if (a.a == 0)
        a = (struct cg_color){b.r, b.g, b.b, 0};
    if (b.a == 0)
        b = (struct cg_color){a.r, a.g, a.b, 0};
    return cg_mix(a, b, t);
}

static void fly(struct stage *stage, const struct cg_item *a, const struct cg_item *b, float t)
{
    struct cg_item *item;
    switch (b->kind) {
    case CG_ITEM_RECT:
        item = append(stage, b, 1);
        item->u.rect.box = lerp_box(a->u.rect.box, b->u.rect.box, t);
        item->u.rect.radius = lerp(a->u.rect.radius, b->u.rect.radius, t);
        item->u.rect.fill = mix_visible(a->u.rect.fill, b->u.rect.fill, t);
        item->u.rect.stroke = mix_visible(a->u.rect.stroke, b->u.rect.stroke, t);
        if (t < 0.5f)
            item->u.rect.dashed = a->u.rect.dashed;
        item->u.rect.stroke_width = lerp(a->u.rect.stroke_width, b->u.rect.stroke_width, t);
        break;
    case CG_ITEM_GLYPHS:
        if (same_glyphs(a, b)) {
            item = append(stage, b, 1);
            fly_glyphs(item, a, b, t);
            item->u.glyphs.color = mix_visible(a->u.glyphs.color, b->u.glyphs.color, t);
            break;
        }
        if ((item = append(stage, a, leaving(t))))
            fly_glyphs(item, a, b, t);
        if ((item = append(stage, b, arriving(t))))
            fly_glyphs(item, a, b, t);
        break;
    case CG_ITEM_LINE:
    case CG_ITEM_TEXELS:
    case CG_ITEM_CLIP:
        append(stage, b, 1);
        break;
    }
}

void stage_between(struct stage *stage, const struct stage_picture *from,
                   const struct stage_picture *to, float t)
{
    struct match m = {.stage = stage, .from = from};
    collect(stage, &m.nodes, from);
    m.collapse = has_role(from, ROLE_SHEET) && !has_role(to, ROLE_SHEET);
    m.used = cg_alloc_array(stage->arena, from->count + 1, sizeof *m.used);
    const struct cg_item **source = cg_alloc_array(stage->arena, to->count + 1, sizeof *source);
    for (size_t i = 0; i < to->count; i++)
        source[i] = source_of(&m, &to->items[i], &to->keys[i]);
    for (size_t i = 0; i < from->count; i++)
        if (!m.used[i])
            append(stage, &from->items[i], leaving(t));
    for (size_t i = 0; i < to->count; i++)
        if (source[i]) /* the line that becomes the previous one makes way */
            fly(stage, source[i], &to->items[i],
                to->keys[i].role == ROLE_PREVIOUS ? fminf(1, 1.7f * t) : t);
        else
            append(stage, &to->items[i], arriving(t));
}
