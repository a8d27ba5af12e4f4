/* Replay: scripted input without a window, in time of its own. The same script gives the same
 * scenes and pictures on every machine.
 *
 * A script is one event a line; `#` starts a comment. Positions and sizes are logical pixels.
 *
 *     key Right                a key by SDL's name: Left, Home, Space, ?, Escape, Shift+Tab
 *     click X Y                press and release
 *     move X Y                 the pointer, with no button
 *     drag X Y                 the pointer, with the button down
 *     leave                    the pointer leaves the canvas
 *     wheel N                  notches, positive towards the user: forward
 *     resize W H               1 .. 16384 each
 *     theme NAME               dark or light
 *     wait SECONDS             lets time pass, in steps of 1/60 s; at most 3600
 *     settle                   lets time pass until nothing moves, at most 60 s
 *     scene FILE               writes the scene as text
 *     screenshot FILE          writes it as .png, .svg or .txt
 */
#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "app/session.h"

enum replay_kind {
    REPLAY_KEY,
    REPLAY_CLICK,
    REPLAY_MOVE,
    REPLAY_DRAG,
    REPLAY_LEAVE,
    REPLAY_WHEEL,
    REPLAY_RESIZE,
    REPLAY_THEME,
    REPLAY_WAIT,
    REPLAY_SETTLE,
    REPLAY_SCENE,
    REPLAY_SCREENSHOT
};

struct replay_event {
    enum replay_kind kind;
    double x, y;      /* or width and height, notches, seconds */
    const char *text; /* key name without Shift+, or file */
    bool shift;
    enum cg_theme_id theme;
};

struct replay {
    struct replay_event *events;
    size_t count, capacity;
};

/* Parses the whole script before anything is run; everything is in `arena`. False with the place of
 * the first mistake. At most 100,000 events. */
bool replay_parse(struct replay *replay, struct cg_arena *arena, const char *file, const char *text,
                  size_t length, struct cg_error *error);

/* Runs it; `scale` is that of the screenshots. Stops where a file can't be written, and where the
 * session ends. */
bool replay_run(const struct replay *replay, struct session *session, float scale,
                struct cg_error *error);

#endif
