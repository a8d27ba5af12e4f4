#include "view/stage.h"

#include <math.h>
#include <string.h>

/* ---- keys ---- */

void stage_tag(struct stage *stage, struct stage_key key)
{
    size_t count = stage->scene->n_items - stage->first_item;
    while (stage->n_keys < count) {
        stage->keys = cg_grow(stage->arena, stage->keys, stage->n_keys, &stage->keys_capacity,
                              sizeof *stage->keys);
        stage->keys[stage->n_keys++] = key;
        key.at[3]++;
    }
}

static uint32_t hash_text(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

void stage_tag_fixed(struct stage *stage, const char *content, uint32_t ordinal)
{
    stage_tag(stage, (struct stage_key){.role = ROLE_FIXED, .at = {hash_text(content), ordinal}});
}

/* ---- small questions ---- */

struct cg_color stage_faded(struct cg_color color, float alpha)
{
    color.a = (uint8_t)lroundf((float)color.a * fminf(fmaxf(alpha, 0), 1));
    return color;
}

bool stage_same_letter(struct cg_index a, struct cg_index b)
{
    return a.letter && a.letter == b.letter;
}

bool stage_contains(const struct cg_expr *node, const struct cg_expr *inner)
{
    if (!node || !inner)
        return false;
    if (node == inner)
        return true;
    for (size_t i = 0; i < node->n_args; i++)
        if (stage_contains(node->args[i], inner))
            return true;
    return false;
}

bool stage_has_op(const struct cg_expr *node, enum cg_op op)
{
    if (node->op == op)
        return true;
    for (size_t i = 0; i < node->n_args; i++)
        if (stage_has_op(node->args[i], op))
            return true;
    return false;
}

/* ---- formulae ---- */

const struct cg_formula *stage_typeset(struct stage *stage, const char *tex)
{
    struct cg_error error;
    const struct cg_formula *formula =
        cg_formula_layout(stage->frame->fonts, stage->arena, tex, strlen(tex), true, &error);
    if (formula)
        return formula;
    struct cg_formula *source = cg_alloc(stage->arena, sizeof *source);
    struct cg_run run =
        cg_shape_text(stage->frame->fonts, stage->arena, CG_FACE_TEXT, tex, strlen(tex));
    source->glyphs = cg_alloc_array(stage->arena, run.count, sizeof *source->glyphs);
    for (size_t i = 0; i < run.count; i++)
        source->glyphs[i] = (struct cg_formula_glyph){
            run.glyphs[i].id, CG_FACE_TEXT, run.glyphs[i].x, run.glyphs[i].y, 1, 0, 0};
    source->n_glyphs = run.count;
    source->width = run.width;
    source->ascent = cg_face_ascent(stage->frame->fonts, CG_FACE_TEXT);
    source->descent = cg_face_descent(stage->frame->fonts, CG_FACE_TEXT);
    source->tex = tex;
    return source;
}

const struct cg_formula *stage_sign(struct stage *stage, const char *tex)
{
    for (size_t i = 0; i < stage->n_signs; i++)
        if (strcmp(stage->signs[i].tex, tex) == 0)
            return stage->signs[i].formula;
    const struct cg_formula *formula = stage_typeset(stage, tex);
    if (stage->n_signs < sizeof stage->signs / sizeof *stage->signs)
        stage->signs[stage->n_signs++] = (struct stage_sign){tex, formula};
    return formula;
}

const char *stage_tex(struct stage *stage, const struct cg_expr *expr)
{
    struct cg_tex_options options = {.objects = &stage->objects,
                                     .iverson = stage->frame->position->iverson};
    struct cg_strbuf buf;
    cg_strbuf_init(&buf);
    cg_print_tex(&buf, stage->model, expr, &options);
    const char *tex = cg_strdup(stage->arena, buf.text);
    cg_strbuf_finish(&buf);
    return tex;
}

const struct cg_formula *stage_formula_of(struct stage *stage, const struct cg_expr *expr)
{
    return stage_typeset(stage, stage_tex(stage, expr));
}

/* TeX of a fraction of two derivatives with a slash in place of the bar: \frac{a}{b} -> a / b. */
static const char *slashed(struct cg_arena *arena, const char *tex)
{
    const char *at = strstr(tex, "\\frac{");
    if (!at)
        return tex;
    const char *top = at + strlen("\\frac{"), *end = top;
    for (int depth = 1; *end; end++) {
        depth += (*end == '{') - (*end == '}');
        if (depth == 0)
            break;
    }
    if (strncmp(end, "}{", 2) != 0)
        return tex;
    const char *low = end + 2, *close = low;
    for (int depth = 1; *close; close++) {
        depth += (*close == '{') - (*close == '}');
        if (depth == 0)
            break;
    }
    if (!*close)
        return tex;
    return cg_format(arena, "%.*s%.*s / %.*s%s", (int)(at - tex), tex, (int)(end - top), top,
                     (int)(close - low), low, close + 1);
}

const struct cg_formula *stage_label_of(struct stage *stage, const struct cg_expr *expr)
{
    const char *tex = stage_tex(stage, expr);
    bool quotient = expr->op == CG_GRAD || expr->op == CG_PARTIAL;
    return stage_typeset(stage, quotient ? slashed(stage->arena, tex) : tex);
}

static const struct cg_object *object_of(const struct stage *stage, int id)
{
    return id > 0 && (size_t)id <= stage->objects.count ? &stage->objects.objects[id - 1] : NULL;
}

/* Which part of its node an object is: the same in two lines, whatever the letters are. */
static uint32_t part_of(const struct cg_object *object)
{
    if (!object)
        return 0;
    uint32_t part = (uint32_t)object->kind + 1;
    if (object->kind == CG_OBJECT_VALUE && object->value)
        part += 16 * ((uint32_t)object->value->id + 1);
    return part;
}

/* Does the object show all of its node? A name's symbol is the name. */
static bool is_term(const struct cg_object *object)
{
    return object->kind == CG_OBJECT_TERM ||
           (object->kind == CG_OBJECT_VALUE && object->node && object->node->op == CG_NAME);
}

static bool pointed_at(const struct stage *stage, const struct cg_object *object)
{
    const struct stage_focus *focus = &stage->focus;
    if (!object)
        return false;
    if (focus->kind == FOCUS_INDEX)
        return object->kind == CG_OBJECT_INDEX && object->index.letter == focus->letter;
    return (focus->kind == FOCUS_TERM || focus->kind == FOCUS_CELL) && is_term(object) &&
           object->node == focus->node;
}

static struct cg_box place_box(const struct cg_formula_object *place, float x, float y, float size)
{
    return (struct cg_box){x + place->box.x * size, y + place->box.y * size, place->box.w * size,
                           place->box.h * size};
}

static struct cg_box grown(struct cg_box box, float by)
{
    return (struct cg_box){box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by};
}

static void add_target(struct stage *stage, struct cg_box box, const struct cg_object *object)
{
    struct stage_target target = {box, {.kind = FOCUS_TERM, .node = object->node}};
    struct cg_hit hit = {
        .kind = CG_HIT_TERM, .box = box, .value = object->value, .node = object->node};
    if (object->kind == CG_OBJECT_INDEX) {
        target.focus.kind = FOCUS_INDEX;
        target.focus.letter = object->index.letter;
        hit.kind = CG_HIT_INDEX;
        hit.a = object->index.letter;
    }
    cg_scene_hit(stage->scene, hit);
    stage->targets = cg_grow(stage->arena, stage->targets, stage->n_targets,
                             &stage->targets_capacity, sizeof *stage->targets);
    stage->targets[stage->n_targets++] = target;
}

/* Tints and targets of the objects of a formula. */
static void live_objects(struct stage *stage, const struct cg_formula *formula, float x, float y,
                         float size)
{
    for (size_t i = 0; i < formula->n_objects; i++) {
        const struct cg_object *object = object_of(stage, formula->objects[i].id);
        if (!object)
            continue;
        struct cg_box box = grown(place_box(&formula->objects[i], x, y, size), size * 0.06f);
        add_target(stage, box, object);
        if (pointed_at(stage, object)) {
            cg_scene_rect(stage->scene, box, size * 0.12f,
                          stage_faded(cg_object_ink(stage->theme, object), 0.22f));
            stage_tag(stage, (struct stage_key){.role = ROLE_NONE});
        }
    }
}

/* The end of the run of glyphs that make one item. */
static size_t run_end(const struct cg_formula *formula, size_t first)
{
    const struct cg_formula_glyph *head = &formula->glyphs[first];
    size_t end = first + 1;
    for (; end < formula->n_glyphs; end++) {
        const struct cg_formula_glyph *next = &formula->glyphs[end];
        if (next->face != head->face || next->size != head->size || next->group != head->group ||
            next->object != head->object || next->y != head->y)
            break;
    }
    return end;
}

/* How many items of this formula show the same part of the same node so far: a left and a right
 * bracket are the first and the second. */
static uint32_t count_alike(const struct stage *stage, size_t first, struct stage_key key)
{
    uint32_t count = 0;
    for (size_t i = first; i < stage->n_keys; i++)
        count += stage->keys[i].node == key.node && stage->keys[i].at[0] == key.at[0] &&
                 stage->keys[i].at[1] == key.at[1];
    return count;
}

void stage_formula(struct stage *stage, const struct cg_formula *formula, float x, float y,
                   float size, float alpha, enum stage_role role)
{
    if (role == ROLE_LINE || role == ROLE_LABEL)
        live_objects(stage, formula, x, y, size);
    size_t first_item = stage->scene->n_items, first_key = stage->n_keys;
    for (size_t i = 0; i < formula->n_glyphs + formula->n_rules;) {
        bool rule = i >= formula->n_glyphs;
        int id = rule ? formula->rules[i - formula->n_glyphs].object : formula->glyphs[i].object;
        const struct cg_object *object = object_of(stage, id);
        struct cg_color color =
            stage_faded(object ? cg_object_ink(stage->theme, object) : stage->theme->text, alpha);
        struct stage_key key = {object ? object->node : NULL, role, {part_of(object), rule}};
        if (!object && !rule) /* a sign: the same one in order */
            key.at[0] = 0x10000u + formula->glyphs[i].id;
        if (rule) {
            const struct cg_box *box = &formula->rules[i - formula->n_glyphs].box;
            cg_scene_rect(
                stage->scene,
                (struct cg_box){x + box->x * size, y + box->y * size, box->w * size, box->h * size},
                0, color);
            i++;
        } else {
            size_t end = run_end(formula, i);
            cg_scene_glyphs(stage->scene, stage->arena, formula, i, end, x, y, size, color);
            i = end;
        }
        key.at[2] = count_alike(stage, first_key, key);
        stage_tag(stage, key);
    }
    if (formula->tex && stage->scene->n_items > first_item)
        stage->scene->items[first_item].label = cg_plain_tex(stage->arena, formula->tex);
}

bool stage_node_box(const struct stage *stage, const struct cg_formula *formula,
                    const struct cg_expr *node, float x, float y, float size, struct cg_box *box)
{
    for (size_t i = 0; i < formula->n_objects; i++) {
        const struct cg_object *object = object_of(stage, formula->objects[i].id);
        if (object && is_term(object) && object->node == node) {
            *box = place_box(&formula->objects[i], x, y, size);
            return true;
        }
    }
    /* A product in a product has no object of its own: what its parts cover. A name proves nothing,
     * it is one node wherever it stands. */
    bool found = false;
    bool spread =
        node->op == CG_MUL || node->op == CG_ADD || node->op == CG_NEG || node->op == CG_SUM_OVER;
    for (size_t i = 0; spread && i < node->n_args; i++) {
        if (node->args[i]->op == CG_NAME)
            continue;
        struct cg_box part;
        if (!stage_node_box(stage, formula, node->args[i], x, y, size, &part))
            continue;
        float right = fmaxf(part.x + part.w, found ? box->x + box->w : part.x + part.w);
        float bottom = fmaxf(part.y + part.h, found ? box->y + box->h : part.y + part.h);
        box->x = found ? fminf(box->x, part.x) : part.x;
        box->y = found ? fminf(box->y, part.y) : part.y;
        box->w = right - box->x;
        box->h = bottom - box->y;
        found = true;
    }
    return found;
}

void stage_mark(struct stage *stage, const struct cg_formula *formula,
                const struct cg_expr *const *nodes, size_t count, float x, float y, float size,
                struct cg_color color, uint32_t id)
{
    for (size_t i = 0; i < count; i++) {
        struct cg_box box;
        if (!stage_node_box(stage, formula, nodes[i], x, y, size, &box))
            continue;
        struct cg_item *item = cg_scene_add(stage->scene, CG_ITEM_RECT);
        item->u.rect.box = grown(box, size * 0.09f);
        item->u.rect.radius = size * 0.14f;
        item->u.rect.fill = stage_faded(color, 0.16f);
        stage_tag(stage, (struct stage_key){.role = ROLE_NONE, .at = {id}});
    }
}

/* ---- text ---- */

float stage_hairline(const struct stage *stage)
{
    return fmaxf(1, stage->em / 20);
}

float stage_text_scale(const struct stage *stage, float scale)
{
    return scale >= 1 || stage->tiny ? scale : 0.55f + 0.45f * scale;
}

float stage_text(struct stage *stage, enum cg_face face, float x, float y, float size,
                 struct cg_color color, const char *text)
{
    float width = cg_scene_text(stage->scene, stage->frame->fonts, face, x, y, size, color, text);
    stage_tag_fixed(stage, text, (uint32_t)face);
    return width;
}

/* Layouts ask for the widths of the same words again and again, at many sizes: shaped once each. */
float stage_text_width(struct stage *stage, enum cg_face face, float size, const char *text)
{
    if (!stage->widths)
        stage->widths = cg_alloc_array(stage->arena, STAGE_WIDTHS, sizeof *stage->widths);
    uint32_t hash = hash_text(text) + (uint32_t)face;
    for (uint32_t i = 0; i < 16; i++) {
        struct stage_width *known = &stage->widths[(hash + i) % STAGE_WIDTHS];
        if (!known->text) {
            known->text = cg_strdup(stage->arena, text);
            known->face = face;
            known->em = cg_text_width(stage->frame->fonts, stage->arena, face, 1, text);
        }
        if (known->face == face && strcmp(known->text, text) == 0)
            return known->em * size;
    }
    return cg_text_width(stage->frame->fonts, stage->arena, face, size, text);
}

/* The letter as mathematical italic, in UTF-8: U+1D44E + n, but h is U+210E. */
static void letter_text(char letter, char text[8])
{
    if (letter == 'h') {
        strcpy(text, "\xE2\x84\x8E");
    } else if (letter >= 'a' && letter <= 'z') {
        unsigned code = 0x1D44Eu + (unsigned)(letter - 'a');
        text[0] = (char)0xF0;
        text[1] = (char)(0x80 | (code >> 12 & 63));
        text[2] = (char)(0x80 | (code >> 6 & 63));
        text[3] = (char)(0x80 | (code & 63));
        text[4] = '\0';
    } else {
        text[0] = letter;
        text[1] = '\0';
    }
}

float stage_letter_width(struct stage *stage, char letter, float size)
{
    char text[8];
    letter_text(letter, text);
    return stage_text_width(stage, CG_FACE_MATH, size, text);
}

float stage_letter(struct stage *stage, char letter, float x, float y, float size)
{
    char text[8];
    letter_text(letter, text);
    float width = stage_letter_width(stage, letter, size);
    struct cg_color ink = cg_index_ink(stage->theme, letter);
    float ascent = size * 0.75f, pad = size * 0.12f;
    struct cg_box box = {x - pad, y - ascent - pad, width + 2 * pad, size + 2 * pad};
    if (stage->focus.kind == FOCUS_INDEX && stage->focus.letter == letter) {
        cg_scene_rect(stage->scene, box, size * 0.15f, stage_faded(ink, 0.25f));
        stage_tag(stage, (struct stage_key){.role = ROLE_NONE});
    }
    cg_scene_text(stage->scene, stage->frame->fonts, CG_FACE_MATH, x, y, size, ink, text);
    stage_tag_fixed(stage, text, CG_FACE_MATH);
    struct cg_object object = {.kind = CG_OBJECT_INDEX, .index = {letter, 0}};
    add_target(stage, box, &object);
    return width;
}

float stage_rich(struct stage *stage, float x, float y, float size, struct cg_color color,
                 const char *text, bool draw)
{
    float start = x;
    while (*text) {
        if (text[0] == '$' && text[1] && text[2] == '$') {
            x += draw ? stage_letter(stage, text[1], x, y, size * 1.05f)
                      : stage_letter_width(stage, text[1], size * 1.05f);
            text += 3;
            continue;
        }
        size_t length = 1 + strcspn(text + 1, "$");
        const char *part = cg_strndup(stage->arena, text, length);
        x += draw ? stage_text(stage, CG_FACE_TEXT, x, y, size, color, part)
                  : stage_text_width(stage, CG_FACE_TEXT, size, part);
        text += length;
    }
    return x - start;
}
