/* Names and places of a plan's buffers. */
#ifndef ENGINE_LAYOUT_H
#define ENGINE_LAYOUT_H

#include "engine/plan.h"

enum { MOST_GIGABYTES = 64 };

/* Unique C identifiers: the names that there are as near as that goes, t1, t2 for the rest. */
void plan_name_buffers(struct cg_arena *arena, struct plan *plan);

/* Calls visit for each view of an operation, inputs first. */
void plan_views(struct plan_op *op, void (*visit)(void *context, struct plan_view *view, bool out),
                void *context);

/* Offsets and sizes. Temporaries share room where no operation needs both. False where the plan
 * would take more than MOST_GIGABYTES in f64. */
bool plan_lay_out(struct cg_arena *arena, struct plan *plan);

#endif
