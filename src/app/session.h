/* A session: what the window and the replay both drive. Input and time go in, a scene comes out.
 * No window, no SDL, no clock: the same input gives the same scenes.
 *
 * At any time it shows either one lesson (`board` is not NULL) or the browser of lessons. `dirty`
 * says that the picture is older than the state.
 */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "app/library.h"

struct session {
    const struct cg_fonts *fonts; /* borrowed */
    struct library library;       /* read when the browser is first shown */
    bool has_library;
    struct cg_browser browser;
    struct cg_lesson *lesson;
    struct cg_board *board;
    struct cg_position position;
    enum cg_theme_id theme;
    struct cg_scene scene;
    float width, height; /* of the canvas, logical pixels */
    float wheel;         /* turns of less than a notch, added up */
    bool dirty, quit, fullscreen;
};

/* A browser of that size; nothing is read yet. finish accepts NULL and a zeroed session. */
void session_init(struct session *session, const struct cg_fonts *fonts, float width, float height);
void session_finish(struct session *session);

/* Opens a lesson in place of what is shown. On error nothing changes. */
bool session_open(struct session *session, const char *path, struct cg_error *error);
/* Stop `step` (from 1) of the lesson's timeline, at rest. False where there is no such stop. */
bool session_go(struct session *session, size_t step);
void session_theme(struct session *session, enum cg_theme_id theme);

void session_act(struct session *session, enum cg_action action);
/* A key by the name that SDL_GetKeyName gives it. */
void session_key(struct session *session, const char *name, bool shift);
void session_click(struct session *session, float x, float y);
void session_move(struct session *session, float x, float y, bool pressed);
void session_leave(struct session *session); /* the pointer left the canvas */
/* Notches, positive towards the user: the next line, or down in the browser. */
void session_wheel(struct session *session, float notches);
void session_resize(struct session *session, float width, float height);

/* Lets time pass. True while something moves. */
bool session_advance(struct session *session, double seconds);

/* The scene as it is now: drawn anew where dirty. Valid until the next call. */
const struct cg_scene *session_scene(struct session *session);

/* For the title bar: the lesson's, or the program's name. */
const char *session_title(const struct session *session);

#endif
