/* The options that `show` and the window share: which lesson, which stop, how it looks. */
#ifndef APP_LOOK_H
#define APP_LOOK_H

#include "app/session.h"

struct look {
    const char *lesson; /* NULL: none was named */
    size_t step;        /* 0: not said */
    int width, height;  /* 0: not said */
    double scale;       /* 1 where not said */
    enum cg_theme_id theme;
    enum cg_rung rung;
    enum cg_depth depth; /* RULES where not said */
    bool has_rung, fullscreen, iverson, gradient_check, help;
    double phase;       /* of the animation, 1: at rest */
    const char *output; /* -o */
    const char *replay, *screenshot, *scene;
};

/* Reads argv by getopt_long; permutes it. False after a message on standard error: status 2. */
bool look_parse(struct look *look, int argc, char **argv);

/* Opens look->lesson and takes its stop. False with an error; *usage says that the stop, not the
 * lesson, is wrong. */
bool look_apply(const struct look *look, struct session *session, bool *usage,
                struct cg_error *error);

#endif
