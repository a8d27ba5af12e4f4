/* Long work on a terminal: one line on standard error, rewritten some times a second. Where
 * standard error is no terminal nothing is shown.
 */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include <chalkgrad/strbuf.h>

#include <stdbool.h>

struct progress {
    bool shown;
    double begun, next; /* seconds of progress_clock */
};

/* Monotonic seconds. */
double progress_clock(void);

void progress_begin(struct progress *progress);

/* Is it time for a new line? */
bool progress_due(const struct progress *progress);

/* Shows that `done` of the work (0 .. 1) is done; `facts` in the order in which a narrow terminal
 * should keep them. The time that is left is the last fact, and found here. */
void progress_show(struct progress *progress, double done, const char *const *facts,
                   size_t n_facts);

/* Takes the line away. */
void progress_end(struct progress *progress);

/* The line for a terminal of `width` columns, which it never fills: facts as far as they fit, and
 * what is left over (at most 40 columns) for the bar. */
void progress_line(struct cg_strbuf *out, size_t width, double done, const char *const *facts,
                   size_t n_facts);

/* Seconds as people say them: 0:07, 12:30, 3:05:00. */
void progress_put_time(struct cg_strbuf *out, double seconds);

/* 950, 12.3k, 4.56M: three digits. */
void progress_put_count(struct cg_strbuf *out, double count);

#endif
