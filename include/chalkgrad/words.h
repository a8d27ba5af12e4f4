/* How much two words differ, for "did you mean". */
#ifndef CHALKGRAD_WORDS_H
#define CHALKGRAD_WORDS_H

#include <stddef.h>

enum { CG_LONGEST_WORD = 63 }; /* bytes */

/* The fewest bytes that must be put in, left out or changed, or neighbours that must change places,
 * to make one word the other (the optimal string alignment distance). SIZE_MAX where one of them is
 * longer than CG_LONGEST_WORD. */
size_t cg_word_distance(const char *a, const char *b);

#endif
