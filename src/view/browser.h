/* The lesson browser: a card for each lesson. Pure, like the board: (cards, state) -> scene.
 */
#ifndef VIEW_BROWSER_H
#define VIEW_BROWSER_H

#include "view/board.h"

/* One lesson file. */
struct cg_card {
    const char *title;
    const char *file;    /* its name, shown small */
    int order;           /* 0: none */
    const char *problem; /* why it can't be opened, or NULL */
};

struct cg_browser {
    const struct cg_card *cards; /* borrowed */
    size_t n_cards;
    size_t selected;
    float scroll; /* pixels, kept within range by drawing's measure */
    enum cg_theme_id theme;
    bool help, has_pointer;
    float pointer_x, pointer_y;
    const char *folder; /* where the lessons are, for the message when there are none */
};

/* Arrows, Home, End, theme, help. Returns false where it does nothing here: BACK (the app quits),
 * PLAY (the app opens the selected lesson). `width` and `height`: of the canvas. */
bool cg_browser_act(struct cg_browser *browser, const struct cg_fonts *fonts, enum cg_action action,
                    float width, float height);
/* The wheel, in pixels. */
void cg_browser_scroll(struct cg_browser *browser, float width, float height, float by);

/* Appends the picture; cards are regions of kind CG_HIT_LESSON. */
void cg_browser_draw(const struct cg_browser *browser, const struct cg_fonts *fonts,
                     struct cg_scene *scene);

#endif
