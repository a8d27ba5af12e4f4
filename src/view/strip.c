/* Grids in a row with signs between them, wrapped where the row is full. */
#include "view/stage.h"

#include <math.h>

struct strip_place {
    float x, y, sign_x, w, label_w;
    struct grid_size grid;
};

struct strip_layout {
    struct strip_place *places;
    float w, h, em, label, sign, top, caption;
    float more_x, more_y;
    size_t rows;
};

struct strip_item *stage_strip_add(struct stage *stage, struct stage_strip *strip)
{
    strip->items =
        cg_grow(stage->arena, strip->items, strip->count, &strip->capacity, sizeof *strip->items);
    struct strip_item *item = &strip->items[strip->count++];
    *item = (struct strip_item){0};
    return item;
}

static float label_width(struct stage *stage, const struct strip_item *item,
                         const struct strip_layout *l)
{
    float width = item->label ? item->label->width * l->label * 1.2f : 0;
    if (item->words)
        width += (width > 0 ? 0.5f * l->label : 0) +
                 stage_rich(stage, 0, 0, l->label, stage->theme->dim, item->words, false);
    return width;
}

static bool has_labels(const struct stage_strip *strip)
{
    for (size_t i = 0; i < strip->count; i++)
        if (strip->items[i].label || strip->items[i].words)
            return true;
    return false;
}

static float tallest_label(const struct stage_strip *strip)
{
    float tallest = 0.8f;
    for (size_t i = 0; i < strip->count; i++)
        if (strip->items[i].label)
            tallest =
                fmaxf(tallest, strip->items[i].label->ascent + strip->items[i].label->descent);
    return tallest;
}

static struct strip_layout lay_out_within(struct stage *stage, const struct stage_strip *strip,
                                          float scale, float width)
{
    struct strip_layout l = {.em = stage->em * scale, .rows = 1};
    l.label = 0.92f * stage->em * stage_text_scale(stage, scale);
    l.sign = 1.5f * l.em;
    l.caption = strip->caption ? 1.75f * l.label : 0;
    l.top = has_labels(strip) ? (tallest_label(strip) * 1.2f + 0.55f) * l.label : 0;
    l.places = cg_alloc_array(stage->arena, strip->count + 1, sizeof *l.places);
    if (strip->caption)
        l.w = stage_rich(stage, 0, 0, l.label, stage->theme->dim, strip->caption, false);
    float x = 0, y = l.caption, row_h = 0;
    for (size_t i = 0; i < strip->count; i++) {
        const struct strip_item *item = &strip->items[i];
        struct strip_place *place = &l.places[i];
        place->grid = stage_grid_measure(stage, &item->grid, scale);
        place->label_w = label_width(stage, item, &l);
        place->w = fmaxf(place->grid.w, place->grid.left + place->label_w);
        float sign_w = 0;
        if (item->sign)
            sign_w = stage_sign(stage, item->sign)->width * l.sign + 1.1f * l.em;
        else if (x > 0)
            sign_w = 1.4f * l.em;
        if (x > 0 && x + sign_w + place->w > width) {
            x = 0;
            y += row_h + 1.1f * l.em;
            row_h = 0;
            l.rows++;
            sign_w = item->sign ? sign_w - 0.55f * l.em : 0;
        }
        place->sign_x = x + (x > 0 ? 0.55f * l.em : 0);
        place->x = x + sign_w;
        place->y = y;
        x = place->x + place->w;
        row_h = fmaxf(row_h, l.top + place->grid.h);
        l.w = fmaxf(l.w, x);
    }
    if (strip->more) {
        l.more_x = 0;
        y += row_h + 0.4f * l.em;
        row_h = 1.3f * l.label;
        l.more_y = y + l.label;
        l.w = fmaxf(l.w, stage_rich(stage, 0, 0, l.label, stage->theme->dim, strip->more, false));
    }
    l.h = y + row_h;
    return l;
}

/* Rows that are about equally long: in as little width as gives no more of them. */
static struct strip_layout lay_out(struct stage *stage, const struct stage_strip *strip,
                                   float scale, float width)
{
    struct strip_layout l = lay_out_within(stage, strip, scale, width);
    for (int tenths = 9; l.rows > 1 && tenths >= 5; tenths--) {
        struct strip_layout narrow =
            lay_out_within(stage, strip, scale, width * (float)tenths / 10);
        if (narrow.rows > l.rows)
            break;
        l = narrow;
    }
    return l;
}

void stage_strip_measure(struct stage *stage, const struct stage_strip *strip, float scale,
                         float width, float *w, float *h)
{
    struct strip_layout l = lay_out(stage, strip, scale, width);
    *w = l.w;
    *h = l.h;
}

static void draw_label(struct stage *stage, const struct strip_item *item, float x, float baseline,
                       float size)
{
    if (item->label) {
        stage_formula(stage, item->label, x, baseline, size * 1.2f, 1, ROLE_LABEL);
        x += item->label->width * size * 1.2f + 0.5f * size;
    }
    if (item->words)
        stage_rich(stage, x, baseline, size, stage->theme->dim, item->words, true);
}

static void draw_alarm(struct stage *stage, struct cg_box box, float line)
{
    struct cg_item *item = cg_scene_add(stage->scene, CG_ITEM_RECT);
    item->u.rect.box =
        (struct cg_box){box.x - 3 * line, box.y - 3 * line, box.w + 6 * line, box.h + 6 * line};
    item->u.rect.radius = 4 * line;
    item->u.rect.stroke = stage->theme->bad;
    item->u.rect.stroke_width = line;
    stage_tag(stage, (struct stage_key){.role = ROLE_NONE});
}

void stage_strip_draw(struct stage *stage, const struct stage_strip *strip, float scale,
                      float width, float x, float y)
{
    struct strip_layout l = lay_out(stage, strip, scale, width);
    if (strip->caption)
        stage_rich(stage, x, y + l.label, l.label, stage->theme->dim, strip->caption, true);
    float deepest = 0;
    for (size_t i = 0; i < strip->count; i++)
        if (strip->items[i].label)
            deepest = fmaxf(deepest, strip->items[i].label->descent * 1.2f);
    for (size_t i = 0; i < strip->count; i++) {
        const struct strip_item *item = &strip->items[i];
        const struct strip_place *place = &l.places[i];
        float top = y + place->y + l.top;
        float cells = top + place->grid.top + place->grid.slice_h / 2;
        if (item->sign) {
            const struct cg_formula *sign = stage_sign(stage, item->sign);
            cg_draw_formula(stage->frame, sign, NULL, x + place->sign_x, cells + 0.3f * l.sign,
                            l.sign, 1, false);
            stage_tag_fixed(stage, item->sign, (uint32_t)i);
        }
        draw_label(stage, item, x + place->x + place->grid.left, top - (0.5f + deepest) * l.label,
                   l.label);
        /* Under a label that is wider, the grid stands in the middle. */
        float grid_x = x + place->x + (place->w - place->grid.w) / 2;
        stage_grid_draw(stage, &item->grid, place->grid, grid_x, top);
        if (item->alarm)
            draw_alarm(stage,
                       (struct cg_box){grid_x + place->grid.left, top + place->grid.top,
                                       place->grid.inner_w, place->grid.inner_h},
                       fmaxf(0.1f * l.em, 1.5f));
    }
    if (strip->more)
        stage_rich(stage, x + l.more_x, y + l.more_y, l.label, stage->theme->dim, strip->more,
                   true);
}
