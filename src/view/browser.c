#include "view/browser.h"

#include "view/flow.h"
#include "view/help.h"
#include "view/keys.h"
#include "view/widgets.h"

#include <math.h>

/* Where the cards stand: as many columns as there is room for. */
struct shelf {
    float em, left, top, card_width, card_height, gap;
    size_t columns, rows;
    float reach; /* how far it scrolls */
};

static struct shelf shelf_of(const struct cg_browser *browser, float width, float height)
{
    struct shelf shelf = {.em = cg_canvas_em(width, height)};
    float em = shelf.em, margin = fmaxf(1.6f * em, (width - 60 * em) / 2);
    shelf.gap = 1.0f * em;
    shelf.left = margin;
    shelf.top = 7.2f * em;
    float usable = width - 2 * margin;
    shelf.columns = (size_t)fmaxf(1, floorf((usable + shelf.gap) / (17 * em + shelf.gap)));
    if (shelf.columns > 3)
        shelf.columns = 3;
    shelf.card_width = (usable - (float)(shelf.columns - 1) * shelf.gap) / (float)shelf.columns;
    shelf.card_height = 7.2f * em;
    shelf.rows = (browser->n_cards + shelf.columns - 1) / shelf.columns;
    float tall = shelf.top + (float)shelf.rows * (shelf.card_height + shelf.gap) + 1.5f * em;
    shelf.reach = fmaxf(0, tall - height);
    return shelf;
}

static struct cg_box card_box(const struct shelf *shelf, size_t i, float scroll)
{
    size_t row = i / shelf->columns, column = i % shelf->columns;
    return (struct cg_box){shelf->left + (float)column * (shelf->card_width + shelf->gap),
                           shelf->top + (float)row * (shelf->card_height + shelf->gap) - scroll,
                           shelf->card_width, shelf->card_height};
}

static float clamped(float scroll, const struct shelf *shelf)
{
    return fminf(fmaxf(scroll, 0), shelf->reach);
}

void cg_browser_scroll(struct cg_browser *browser, float width, float height, float by)
{
    struct shelf shelf = shelf_of(browser, width, height);
    browser->scroll = clamped(browser->scroll + by, &shelf);
}

/* Scrolls just so far that the selected card is wholly seen. */
static void reveal(struct cg_browser *browser, float width, float height)
{
    struct shelf shelf = shelf_of(browser, width, height);
    struct cg_box box = card_box(&shelf, browser->selected, 0);
    float lowest = box.y + box.h + shelf.gap - height, highest = box.y - shelf.top;
    browser->scroll = clamped(fminf(fmaxf(browser->scroll, lowest), highest), &shelf);
}

/* Moves the selection by `by` cards; false at the ends. */
static bool move(struct cg_browser *browser, long by, float width, float height)
{
    long to = (long)browser->selected + by;
    if (to < 0 || to >= (long)browser->n_cards || by == 0)
        return false;
    browser->selected = (size_t)to;
    reveal(browser, width, height);
    return true;
}

bool cg_browser_act(struct cg_browser *browser, const struct cg_fonts *fonts, enum cg_action action,
                    float width, float height)
{
    (void)fonts;
    long columns = (long)shelf_of(browser, width, height).columns;
    if (browser->help && (action == CG_ACTION_BACK || action == CG_ACTION_HELP)) {
        browser->help = false;
        return true;
    }
    switch (action) {
    case CG_ACTION_NEXT:
    case CG_ACTION_RUNG:
        return move(browser, 1, width, height);
    case CG_ACTION_PREVIOUS:
    case CG_ACTION_RUNG_BACK:
        return move(browser, -1, width, height);
    case CG_ACTION_OPEN:
        return move(browser, columns, width, height);
    case CG_ACTION_FOLD:
        return move(browser, -columns, width, height);
    case CG_ACTION_FIRST:
        return move(browser, -(long)browser->selected, width, height);
    case CG_ACTION_LAST:
        return move(browser, (long)browser->n_cards - 1 - (long)browser->selected, width, height);
    case CG_ACTION_THEME:
        browser->theme = (enum cg_theme_id)((browser->theme + 1) % CG_THEME_COUNT);
        return true;
    case CG_ACTION_HELP:
        browser->help = true;
        return true;
    case CG_ACTION_NONE:
    case CG_ACTION_PLAY:
    case CG_ACTION_DEPTH:
    case CG_ACTION_DEPTH_BACK:
    case CG_ACTION_IVERSON:
    case CG_ACTION_GRADIENT_CHECK:
    case CG_ACTION_DERIVE:
    case CG_ACTION_UPDATE:
    case CG_ACTION_UPDATE_BACK:
    case CG_ACTION_EPOCH:
    case CG_ACTION_RESTART:
    case CG_ACTION_CHOOSE_1:
    case CG_ACTION_CHOOSE_2:
    case CG_ACTION_CHOOSE_3:
    case CG_ACTION_CHOOSE_4:
    case CG_ACTION_CHOOSE_5:
    case CG_ACTION_CHOOSE_6:
    case CG_ACTION_FULLSCREEN:
    case CG_ACTION_BACK:
    case CG_ACTION_LEAVE:
        return false;
    }
    return false;
}

static void draw_card(const struct cg_frame *frame, const struct cg_browser *browser, size_t i,
                      struct cg_box box)
{
    const struct cg_theme *theme = frame->theme;
    const struct cg_card *card = &browser->cards[i];
    float em = frame->em, pad = 1.0f * em;
    bool selected = i == browser->selected, pointed = cg_pointed(frame, box);
    cg_panel(frame, box, 0.5f * em,
             pointed || selected ? cg_mix(theme->panel, theme->dim, 0.1) : theme->panel,
             selected  ? theme->accent
             : pointed ? theme->dim
                       : theme->line,
             cg_hairline(frame) * (selected ? 2 : 1))
        ->label = selected ? "card, selected" : "card";
    float x = box.x + pad, room = box.w - 2 * pad;
    if (card->order > 0) {
        const char *number = cg_format(&frame->scene->arena, "%d", card->order);
        cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x, box.y + pad + 1.1f * em,
                      1.7f * em, cg_index_ink(theme, "iklnjm"[card->order % 6]), number);
    }
    struct cg_flow *title = cg_flow_create(frame, frame->letters, em, room);
    cg_flow_text(title, CG_FACE_SEMIBOLD, theme->text, card->title);
    float top = box.y + 2.75f * em, most = 2.9f * em;
    cg_flow_draw(title, x, top, most);
    const char *below = card->problem ? card->problem : card->file;
    float size = 0.68f * em;
    below = cg_fit_text(frame, CG_FACE_TEXT, size, below, room);
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x, box.y + box.h - 0.75f * em, size,
                  card->problem ? theme->bad : theme->dim, below);
    cg_scene_hit(frame->scene, (struct cg_hit){.kind = CG_HIT_LESSON, .box = box, .a = (long)i});
}

static void draw_head(const struct cg_frame *frame, const struct shelf *shelf, float y)
{
    const struct cg_theme *theme = frame->theme;
    float em = frame->em;
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_SEMIBOLD, shelf->left, y + 3.4f * em,
                  2.0f * em, theme->text, "Chalkgrad");
    struct cg_flow *words =
        cg_flow_create(frame, frame->letters, 0.92f * em, frame->scene->width - 2 * shelf->left);
    cg_flow_text(words, CG_FACE_TEXT, theme->dim,
                 "The matrix calculus of backpropagation, one index at a time.");
    cg_flow_draw(words, shelf->left, y + 4.2f * em, 3 * em);
}

static void draw_none(const struct cg_frame *frame, const struct cg_browser *browser,
                      const struct shelf *shelf)
{
    struct cg_flow *words =
        cg_flow_create(frame, frame->letters, frame->em, frame->scene->width - 2 * shelf->left);
    cg_flow_text(words, CG_FACE_TEXT, frame->theme->text, "There are no lessons in ");
    cg_flow_code(words, browser->folder ? browser->folder : "lessons");
    cg_flow_text(words, CG_FACE_TEXT, frame->theme->text,
                 ". Start the program with the path of one: ");
    cg_flow_code(words, "chalkgrad LESSON.md");
    cg_flow_draw(words, shelf->left, shelf->top, frame->scene->height - shelf->top);
}

void cg_browser_draw(const struct cg_browser *browser, const struct cg_fonts *fonts,
                     struct cg_scene *scene)
{
    struct shelf shelf = shelf_of(browser, scene->width, scene->height);
    struct cg_position pointer = {.has_pointer = browser->has_pointer && !browser->help,
                                  .pointer_x = browser->pointer_x,
                                  .pointer_y = browser->pointer_y};
    struct cg_letters letters = {{false}};
    struct cg_frame frame = {.scene = scene,
                             .fonts = fonts,
                             .theme = cg_theme(browser->theme),
                             .position = &pointer,
                             .letters = &letters,
                             .phase = 1,
                             .em = shelf.em};
    float scroll = clamped(browser->scroll, &shelf);
    draw_head(&frame, &shelf, -scroll);
    if (browser->n_cards == 0)
        draw_none(&frame, browser, &shelf);
    for (size_t i = 0; i < browser->n_cards; i++) {
        struct cg_box box = card_box(&shelf, i, scroll);
        if (box.y < scene->height && box.y + box.h > 0)
            draw_card(&frame, browser, i, box);
    }
    if (browser->help)
        cg_help_draw(&frame);
}
