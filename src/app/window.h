/* The window: SDL's events drive a session, a drawer shows its scenes.
 *
 * The loop sleeps in SDL_WaitEvent when nothing moves. window_frame handles one turn of it, so that
 * a host with a loop of its own can call it. open/close pair; close accepts NULL.
 */
#ifndef APP_WINDOW_H
#define APP_WINDOW_H

#include "app/session.h"

struct window;

struct window_options {
    bool fullscreen;
    int width, height; /* logical pixels; 0: 1280 x 720, or less on a small display */
    double started;    /* of window_clock, when the program began; 0 = not known */
};

/* Borrows the session. NULL where there is no display, with what to do instead. */
struct window *window_open(struct session *session, const struct window_options *options,
                           struct cg_error *error);
void window_close(struct window *window);

/* Handles what has happened, lets time pass, draws if needed. `may_sleep`: waits for an event where
 * nothing moves. False when the window is to close. */
bool window_frame(struct window *window, bool may_sleep);

/* Monotonic seconds. */
double window_clock(void);

#endif
