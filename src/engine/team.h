/* Threads that work together, again and again: they wait for the next piece of work awake for some
 * microseconds, then asleep. Who is free takes the next part, so a thread that the system does not
 * run holds up nobody. */
#ifndef ENGINE_TEAM_H
#define ENGINE_TEAM_H

#include <stddef.h>

struct team;

enum { TEAM_MOST = 32 };

/* The caller and `threads` - 1 others, TEAM_MOST at most. NULL for 1, or where the system gives no
 * threads: then the caller works alone. */
struct team *team_create(size_t threads);
void team_destroy(struct team *team); /* NULL is none */

/* work(arg, 0) .. work(arg, parts - 1), each once, by whom it may be; returns when all are done.
 * parts is at most TEAM_MOST. */
void team_work(struct team *team, void (*work)(void *arg, size_t part), void *arg, size_t parts);

size_t team_size(const struct team *team); /* 1 for NULL */

#endif
