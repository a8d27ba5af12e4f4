/* Threads that work together, again and again: they wait for the next piece of work awake for some
 * microseconds, then asleep. */
#ifndef ENGINE_TEAM_H
#define ENGINE_TEAM_H

#include <stddef.h>

struct team;

/* The caller and `threads` - 1 others. NULL for 1, or where the system gives no threads: then the
 * caller works alone. */
struct team *team_create(size_t threads);
void team_destroy(struct team *team); /* NULL is none */

/* work(arg, 0) .. work(arg, parts - 1), each once, part 0 by the caller; returns when all are done.
 * parts is at most the number of threads. */
void team_work(struct team *team, void (*work)(void *arg, size_t part), void *arg, size_t parts);

size_t team_size(const struct team *team); /* 1 for NULL */

#endif
