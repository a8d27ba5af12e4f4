/* The lessons on this machine: a folder with *.md, as cards for the browser. */
#ifndef APP_LIBRARY_H
#define APP_LIBRARY_H

#include "view/browser.h"

struct library {
    struct cg_arena arena;
    const char *folder;    /* "" where none was found */
    struct cg_card *cards; /* by order, then by file name */
    const char **paths;    /* of each card */
    size_t count;
};

/* Looks in $CHALKGRAD_LESSONS, ./lessons, beside the program's file and upwards of it, and where
 * `meson install` puts them; the first folder that has a lesson wins. A lesson whose front matter
 * can't be read gets a card that says why. finish accepts NULL and a zeroed library. */
void library_init(struct library *library);
void library_finish(struct library *library);

#endif
