/* The parts of `chalkgrad check`. */
#ifndef APP_CHECK_H
#define APP_CHECK_H

#include <chalkgrad/lesson.h>

struct check_request {
    bool gradients, json;
    size_t cells; /* at most, of each gradient */
};

/* Each gradient of a scalar by an input that the lesson derived, cell by cell beside central
 * differences; on standard output. False with an error: the first cell that is wrong. */
bool check_gradients(struct cg_lesson *lesson, const struct check_request *request,
                     struct cg_error *error);

#endif
