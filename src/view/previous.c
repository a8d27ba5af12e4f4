/* The line before, dimmed, and between it and the current line the name of the rule. */
#include "view/stage.h"

#include <math.h>

struct part {
    const struct cg_formula *formula;
    const struct cg_expr *node;
};

static float parts_width(const struct part *parts, size_t count)
{
    float width = 0;
    for (size_t i = 0; i < count; i++)
        width += parts[i].formula->width + (i ? 0.3f : 0);
    return width;
}

/* The line shown before this one; NULL where it is the first. */
static const struct cg_step *line_before(const struct stage *stage)
{
    const struct cg_step *before = stage->step->previous;
    while (before && stage->frame->summary && cg_step_depth(before) > CG_DEPTH_SUMMARY)
        before = before->previous;
    return before;
}

static size_t previous_parts(struct stage *stage, struct part parts[3])
{
    const struct cg_step *step = stage->step, *before = line_before(stage);
    if (!before)
        return 0;
    const struct cg_expr *rhs = before == step->previous ? step->before : before->rhs;
    parts[0] = (struct part){stage_formula_of(stage, before->lhs), before->lhs};
    parts[1] = (struct part){stage_typeset(stage, "="), NULL};
    parts[2] = (struct part){stage_formula_of(stage, rhs), rhs};
    return 3;
}

struct pill {
    const char *name, *note;
    float size, name_w, note_w, w, h;
    bool wrong;
};

static struct pill make_pill(struct stage *stage, float width)
{
    const struct cg_step *step = stage->step;
    const struct cg_check *check = stage->frame->checks ? &stage->frame->checks[step->id] : NULL;
    enum cg_depth depth = stage->frame->summary ? CG_DEPTH_SUMMARY : CG_DEPTH_RULES;
    struct pill pill = {.name = cg_rule_info(cg_step_rule(step, depth))->name, .note = step->note};
    pill.size = 0.92f * stage->em;
    pill.wrong = check && check->checked && !check->holds;
    if (pill.wrong) {
        pill.name = "false";
        pill.note = cg_format(stage->arena, "cell (%zu, %zu) is %s here, but should be %s",
                              check->row + 1, check->col + 1, stage_plain_number(stage, check->got),
                              stage_plain_number(stage, check->expected));
    }
    for (int tries = 0; tries < 2; tries++) {
        pill.name_w = stage_text_width(stage, CG_FACE_TEXT, pill.size, pill.name);
        pill.note_w = pill.note ? stage_text_width(stage, CG_FACE_TEXT, pill.size, pill.note) : 0;
        pill.w = pill.name_w + (pill.note ? pill.note_w + 1.0f * pill.size : 0) +
                 (1.25f + 1.6f) * pill.size;
        if (pill.w <= width)
            break;
        pill.size *= fmaxf(0.5f, width / pill.w);
    }
    pill.h = 1.85f * pill.size;
    return pill;
}

static void draw_pill(struct stage *stage, const struct pill *pill, float x, float y)
{
    const struct cg_theme *theme = stage->theme;
    struct cg_item *item = cg_scene_add(stage->scene, CG_ITEM_RECT);
    item->label = "rule";
    item->u.rect.box = (struct cg_box){x, y, pill->w, pill->h};
    item->u.rect.radius = pill->h / 2;
    item->u.rect.fill = theme->panel;
    item->u.rect.stroke = pill->wrong ? theme->bad : theme->line;
    item->u.rect.stroke_width = (pill->wrong ? 2 : 1) * stage_hairline(stage);
    stage_tag_fixed(stage, "pill", 0);
    float baseline = y + 1.25f * pill->size, at = x + 0.8f * pill->size;
    struct cg_color color = pill->wrong ? theme->bad : theme->text;
    stage_text(stage, CG_FACE_TEXT, at, baseline, pill->size, pill->wrong ? theme->bad : theme->dim,
               pill->wrong ? "✗" : "↓");
    at += 1.25f * pill->size;
    stage_text(stage, CG_FACE_TEXT, at, baseline, pill->size, color, pill->name);
    at += pill->name_w + 1.0f * pill->size;
    if (pill->note)
        stage_text(stage, CG_FACE_TEXT, at, baseline, pill->size,
                   pill->wrong ? theme->bad : theme->dim, pill->note);
}

/* What the term under the pointer is: "matrix product  1 × h · h × y → 1 × y", at the right end. */
static void draw_pointed(struct stage *stage, float right, float room, float baseline)
{
    const struct cg_expr *node = stage->focus.kind == FOCUS_TERM ? stage->focus.node : NULL;
    const char *text = node ? stage_product_words(stage, node) : NULL;
    if (!text)
        return;
    float size = 0.92f * stage->em, width = stage_text_width(stage, CG_FACE_TEXT, size, text);
    if (width <= room)
        stage_text(stage, CG_FACE_TEXT, right - width, baseline, size, stage->theme->text, text);
}

float stage_previous(struct stage *stage, struct cg_box area)
{
    struct part parts[3];
    size_t count = previous_parts(stage, parts);
    struct pill pill = make_pill(stage, area.w);
    float width = parts_width(parts, count), size = 1.12f * stage->em, gap = 1.8f * stage->em;
    bool beside = count > 0 && width * 0.75f * size + gap + pill.w <= area.w;
    float room = beside ? area.w - pill.w - gap : area.w;
    if (width * size > room)
        size = room / width;
    float ascent = 0, descent = 0, x = area.x;
    for (size_t i = 0; i < count; i++) {
        ascent = fmaxf(ascent, parts[i].formula->ascent * size);
        descent = fmaxf(descent, parts[i].formula->descent * size);
    }
    float least = 2.6f * stage->em, tall = ascent + descent;
    float line_h = count ? fmaxf(tall, least) : 0;
    float baseline = area.y + (line_h - tall) / 2 + ascent;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].node)
            stage_mark(stage, parts[i].formula, stage->step->touched, stage->step->n_touched, x,
                       baseline, size, stage->theme->accent, 2);
        stage_formula(stage, parts[i].formula, x, baseline, size, 0.62f, ROLE_PREVIOUS);
        x += (parts[i].formula->width + 0.3f) * size;
    }
    if (!beside) {
        float pill_y = area.y + line_h + (count ? 0.3f * stage->em : 0);
        draw_pill(stage, &pill, area.x, pill_y);
        draw_pointed(stage, area.x + area.w, area.w - pill.w - gap, pill_y + 1.25f * pill.size);
        return line_h + pill.h + (count ? 0.3f * stage->em : 0);
    }
    float pill_x = x - 0.3f * size + gap, pill_y = area.y + (line_h - pill.h) / 2;
    draw_pill(stage, &pill, pill_x, pill_y);
    draw_pointed(stage, area.x + area.w, area.x + area.w - pill_x - pill.w - gap,
                 pill_y + 1.25f * pill.size);
    return line_h;
}
