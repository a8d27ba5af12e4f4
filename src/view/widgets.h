/* Small things that views draw alike: fitted text, chips, key caps, and the layout's unit. */
#ifndef VIEW_WIDGETS_H
#define VIEW_WIDGETS_H

#include "view/frame.h"

/* Pixels of body text on a canvas: everything else is laid out in multiples of it. */
float cg_canvas_em(float width, float height);

/* `text`, or as much of it as fits with "…" behind; "" where not even that fits. */
const char *cg_fit_text(const struct cg_frame *frame, enum cg_face face, float size,
                        const char *text, float width);

/* "3,120" */
const char *cg_thousands(struct cg_arena *arena, size_t n);

/* The baseline that centres capitals of that size at y. */
float cg_centre_baseline(const struct cg_frame *frame, enum cg_face face, float size, float y);

/* A box with a border one hairline wide (0: no border). Returns its item, valid until the next is
 * added. */
struct cg_item *cg_panel(const struct cg_frame *frame, struct cg_box box, float radius,
                         struct cg_color fill, struct cg_color stroke, float stroke_width);

/* A hairline between two points. */
void cg_rule_line(const struct cg_frame *frame, float x0, float y0, float x1, float y1, float width,
                  struct cg_color color);

float cg_hairline(const struct cg_frame *frame);

/* A key cap with its left end at x, centred at y. Returns its width. */
float cg_key_cap_width(const struct cg_frame *frame, float size, const char *cap);
float cg_key_cap_draw(const struct cg_frame *frame, float x, float y, float size, const char *cap);

void cg_button_hit(const struct cg_frame *frame, struct cg_box box, enum cg_action action,
                   long detail);

/* Is the pointer in the box? */
bool cg_pointed(const struct cg_frame *frame, struct cg_box box);

/* Icons centred in a box, of its height. */
enum cg_icon { CG_ICON_RUN, CG_ICON_PAUSE, CG_ICON_CHECK, CG_ICON_CROSS };
void cg_icon_draw(const struct cg_frame *frame, enum cg_icon icon, float x, float y, float size,
                  struct cg_color color);

#endif
