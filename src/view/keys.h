/* The one table of keys: what the window listens to and what the help lists. */
#ifndef VIEW_KEYS_H
#define VIEW_KEYS_H

#include "view/board.h"

struct cg_key {
    const char *names; /* as SDL_GetKeyName says them, '|' between; with "Shift+" where held */
    const char *caps;  /* as shown, '|' between */
    enum cg_action action;
    const char *what; /* for the help; NULL: told by the entry before */
};

/* The table; *count gets its length. */
const struct cg_key *cg_keys(size_t *count);

/* The action of a key by the name that SDL_GetKeyName gives it; CG_ACTION_NONE if it has none. */
enum cg_action cg_key_action(const char *name, bool shift);

/* The first cap of an action's first key ("→"), or "". */
const char *cg_key_cap(struct cg_arena *arena, enum cg_action action);

#endif
