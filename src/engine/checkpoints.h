/* States of a training that it can go back to: copies at every `interval` updates. When there is no
 * more room, every other one goes and the interval doubles. All room is taken at the beginning.
 */
#ifndef ENGINE_CHECKPOINTS_H
#define ENGINE_CHECKPOINTS_H

#include <stddef.h>

struct checkpoints {
    char *states;                 /* [i] is that at update i * interval */
    size_t bytes;                 /* of one */
    size_t count, most, interval; /* most >= 2 */
};

void checkpoints_init(struct checkpoints *c, size_t bytes);
void checkpoints_finish(struct checkpoints *c);

/* The next update whose state is to be kept. */
size_t checkpoints_next(const struct checkpoints *c);

/* Keeps the state at an update, where it is the next. */
void checkpoints_keep(struct checkpoints *c, size_t update, const void *state);

/* The last state at or before an update, and at which update that is. */
const void *checkpoints_before(const struct checkpoints *c, size_t update, size_t *at);

#endif
