#include "view/narration.h"

#include "view/flow.h"
#include "view/hints.h"
#include "view/widgets.h"

#include <math.h>
#include <string.h>

enum { MOST_CHOICES = 6 };

struct chip {
    struct cg_flow *flow;
    struct cg_box box; /* relative to the row of chips */
};

/* Everything that is said, laid out: the same for measuring and for drawing. */
struct spoken {
    float em; /* of the words: smaller than the frame's where there is much to say */
    float width;
    struct cg_flow *words;
    struct chip chips[MOST_CHOICES];
    size_t n_chips;
    struct cg_flow *verdict; /* NULL until there is an answer */
    float verdict_x, verdict_y;
    float chips_height; /* all rows of chips; 0: no question */
    float hints_x;      /* the keys stand beside the last row of chips, or below it (0) */
    float height;
};

#define ROW_GAP 0.45f

static void say_rule(struct cg_flow *flow, const struct cg_frame *frame)
{
    enum cg_depth depth = frame->summary ? CG_DEPTH_SUMMARY : CG_DEPTH_RULES;
    const struct cg_rule_info *rule = cg_rule_info(cg_step_rule(frame->step, depth));
    cg_flow_text(flow, CG_FACE_TEXT, frame->theme->text, rule->why);
    if (cg_step_depth(frame->step) < CG_DEPTH_ATOMS || !rule->law)
        return;
    cg_flow_text(flow, CG_FACE_TEXT, frame->theme->text, " ");
    cg_flow_math(flow, rule->law, false);
}

static void say_paragraph(struct cg_flow *flow, const struct cg_frame *frame,
                          const struct cg_paragraph *paragraph, bool first, float em)
{
    if (!first)
        cg_flow_paragraph(flow, (paragraph->item ? 0.1f : 0.35f) * em, paragraph->item);
    else if (paragraph->item)
        cg_flow_paragraph(flow, 0, true);
    if (paragraph->heading) {
        for (size_t i = 0; i < paragraph->n_spans; i++) {
            if (paragraph->spans[i].kind == CG_SPAN_MATH)
                cg_flow_math(flow, paragraph->spans[i].text, false);
            else
                cg_flow_text(flow, CG_FACE_SEMIBOLD, frame->theme->text, paragraph->spans[i].text);
        }
        return;
    }
    cg_flow_spans(flow, paragraph->spans, paragraph->n_spans, frame->theme->text);
}

/* Single rules speak for themselves: the lesson's words belong to the line that bundles them. */
static struct cg_flow *words_of(const struct cg_frame *frame, float em, float width)
{
    struct cg_flow *flow = cg_flow_create(frame, frame->letters, em, fminf(width, 64 * em));
    const struct cg_beat *beat = frame->beat;
    if (frame->step && beat->n_narration == 0)
        say_rule(flow, frame);
    for (size_t i = 0; i < beat->n_narration; i++)
        say_paragraph(flow, frame, &beat->narration[i], i == 0, em);
    if (beat->question)
        say_paragraph(flow, frame, &beat->question->prompt, beat->n_narration == 0, em);
    return flow;
}

static void lay_out_chips(const struct cg_frame *frame, struct spoken *spoken)
{
    const struct cg_question *question = frame->beat->question;
    if (!question)
        return;
    float em = spoken->em, x = 0, y = 0, row = 0, gap = 0.5f * em, pad = 0.75f * em;
    spoken->n_chips = question->n_choices < MOST_CHOICES ? question->n_choices : MOST_CHOICES;
    for (size_t i = 0; i < spoken->n_chips; i++) {
        struct chip *chip = &spoken->chips[i];
        bool marked = frame->position->choice == (int)i;
        float mark = marked ? 1.0f * em : 0;
        chip->flow =
            cg_flow_create(frame, frame->letters, 0.84f * em, spoken->width - 2 * pad - mark);
        cg_flow_spans(chip->flow, question->choices[i].spans, question->choices[i].n_spans,
                      frame->theme->text);
        float width = cg_flow_width(chip->flow) + 2 * pad + mark;
        float height = fmaxf(cg_flow_height(chip->flow) + 0.3f * em, 1.6f * em);
        if (x > 0 && x + width > spoken->width) {
            x = 0;
            y += row + gap;
            row = 0;
        }
        chip->box = (struct cg_box){x, y, width, height};
        x += width + gap;
        row = fmaxf(row, height);
    }
    spoken->chips_height = y + row;
    spoken->hints_x = x + 0.6f * em;
}

static void lay_out_verdict(const struct cg_frame *frame, struct spoken *spoken)
{
    int choice = frame->position->choice;
    if (spoken->n_chips == 0 || choice < 0)
        return;
    const struct cg_theme *theme = frame->theme;
    bool right = (size_t)choice == frame->beat->question->right;
    float em = spoken->em;
    spoken->verdict = cg_flow_create(frame, frame->letters, 0.84f * em, spoken->width);
    cg_flow_text(spoken->verdict, CG_FACE_SEMIBOLD, right ? theme->good : theme->bad,
                 right ? "Right." : "Not this one.");
    cg_flow_text(spoken->verdict, CG_FACE_TEXT, theme->dim,
                 right ? " The numbers say so too." : " Try another, or go on and see why.");
    float width = cg_flow_width(spoken->verdict), height = cg_flow_height(spoken->verdict);
    const struct chip *last = &spoken->chips[spoken->n_chips - 1];
    if (spoken->hints_x + width <= spoken->width) {
        spoken->verdict_x = spoken->hints_x;
        spoken->verdict_y = last->box.y + (last->box.h - height) / 2;
        spoken->hints_x += width + em;
    } else {
        spoken->verdict_y = spoken->chips_height + 0.3f * em;
        spoken->chips_height += height + 0.3f * em;
        spoken->hints_x = width + em;
    }
}

static struct spoken lay_out(const struct cg_frame *frame, const struct cg_track *track,
                             float width, float scale)
{
    struct spoken spoken = {.em = scale * frame->em, .width = width};
    spoken.words = words_of(frame, spoken.em, width);
    lay_out_chips(frame, &spoken);
    lay_out_verdict(frame, &spoken);
    spoken.height = cg_flow_height(spoken.words);
    if (spoken.n_chips > 0)
        spoken.height += ROW_GAP * spoken.em + spoken.chips_height;
    bool beside =
        spoken.n_chips > 0 && spoken.hints_x + cg_hints_width(frame, track) <= spoken.width;
    if (!beside) {
        spoken.hints_x = 0;
        spoken.height += ROW_GAP * frame->em + cg_hints_height(frame);
    }
    return spoken;
}

static struct spoken fit(const struct cg_frame *frame, const struct cg_track *track, float width,
                         float most)
{
    struct spoken spoken = lay_out(frame, track, width, 1);
    for (float scale = 0.92f; spoken.height > most && scale > 0.6f; scale -= 0.08f)
        spoken = lay_out(frame, track, width, scale);
    return spoken;
}

float cg_narration_height(const struct cg_frame *frame, const struct cg_track *track, float width,
                          float most)
{
    return fminf(fit(frame, track, width, most).height, most);
}

static void draw_chip(const struct cg_frame *frame, const struct chip *chip, size_t which, float x,
                      float y, float em)
{
    const struct cg_theme *theme = frame->theme;
    struct cg_box box = {x + chip->box.x, y + chip->box.y, chip->box.w, chip->box.h};
    bool chosen = frame->position->choice == (int)which;
    bool right = chosen && which == frame->beat->question->right;
    bool pointed = cg_pointed(frame, box);
    struct cg_color ink = right ? theme->good : theme->bad;
    struct cg_color border = chosen ? ink : pointed ? theme->dim : theme->line;
    struct cg_color fill = chosen    ? cg_mix(theme->background, ink, 0.14)
                           : pointed ? cg_mix(theme->panel, theme->dim, 0.14)
                                     : theme->panel;
    cg_panel(frame, box, fminf(box.h / 2, 0.8f * em), fill, border,
             cg_hairline(frame) * (chosen ? 1.6f : 1))
        ->label = chosen ? (right ? "right" : "wrong") : "choice";
    float left = box.x + 0.75f * em;
    if (chosen) {
        cg_icon_draw(frame, right ? CG_ICON_CHECK : CG_ICON_CROSS, left + 0.3f * em,
                     box.y + box.h / 2, 0.7f * em, ink);
        left += 1.0f * em;
    }
    cg_flow_draw(chip->flow, left, box.y + (box.h - cg_flow_height(chip->flow)) / 2, box.h);
    cg_scene_hit(frame->scene,
                 (struct cg_hit){.kind = CG_HIT_CHOICE, .box = box, .a = (long)which});
}

void cg_narration_draw(const struct cg_frame *frame, const struct cg_track *track,
                       struct cg_box box)
{
    struct spoken spoken = fit(frame, track, box.w, box.h);
    float hints = cg_hints_height(frame), y = box.y;
    float words = box.h - (spoken.n_chips > 0 ? ROW_GAP * spoken.em + spoken.chips_height : 0) -
                  (spoken.hints_x > 0 ? 0 : hints + 0.2f * frame->em);
    cg_flow_draw(spoken.words, box.x, y, words);
    y += fminf(cg_flow_height(spoken.words), words) + ROW_GAP * spoken.em;
    for (size_t i = 0; i < spoken.n_chips; i++)
        draw_chip(frame, &spoken.chips[i], i, box.x, y, spoken.em);
    if (spoken.verdict)
        cg_flow_draw(spoken.verdict, box.x + spoken.verdict_x, y + spoken.verdict_y, box.h);
    if (spoken.hints_x > 0) {
        const struct cg_box *last = &spoken.chips[spoken.n_chips - 1].box;
        float middle = y + spoken.chips_height - last->h / 2;
        cg_hints_draw(frame, track, box.x + spoken.hints_x, middle, box.w - spoken.hints_x);
    } else {
        cg_hints_draw(frame, track, box.x, box.y + box.h - hints / 2, box.w);
    }
}
