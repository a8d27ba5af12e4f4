/* Inline text that flows: words of several faces with formulas among them, wrapped into lines.
 *
 * Made and drawn within one frame; everything is in the scene's arena. Lengths are in pixels.
 * Nothing is wider than the flow's width: a word or formula that would be is broken or shrunk.
 */
#ifndef VIEW_FLOW_H
#define VIEW_FLOW_H

#include "view/inked.h"

struct cg_flow;

struct cg_flow *cg_flow_create(const struct cg_frame *frame, const struct cg_letters *letters,
                               float size, float width);

/* Text breaks at its blanks; pieces without a blank between them stay together. */
void cg_flow_text(struct cg_flow *flow, enum cg_face face, struct cg_color color, const char *text);
/* TeX in the colours of the board; what is malformed is shown as it was written. */
void cg_flow_math(struct cg_flow *flow, const char *tex, bool display);
void cg_flow_code(struct cg_flow *flow, const char *text);
void cg_flow_spans(struct cg_flow *flow, const struct cg_span *spans, size_t count,
                   struct cg_color color);

/* A new paragraph, `gap` below; a list item has a bullet and hangs behind it. */
void cg_flow_paragraph(struct cg_flow *flow, float gap, bool item);

/* Breaks into lines where that has not been done. */
float cg_flow_height(struct cg_flow *flow);
/* The widest line: for text that is to be centred or boxed. */
float cg_flow_width(struct cg_flow *flow);
size_t cg_flow_lines(struct cg_flow *flow);

/* Draws with the top left corner at (x, y). Whole lines only, as many as fit into `height`. */
void cg_flow_draw(struct cg_flow *flow, float x, float y, float height);

#endif
