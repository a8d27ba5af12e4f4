#include "app/replay.h"

#include "export/export.h"

#include <math.h>

/* Sixty steps a second, and the rest at the end. */
static void wait(struct session *session, double seconds)
{
    long steps = (long)floor(seconds * 60 + 1e-9);
    for (long i = 0; i < steps; i++)
        session_advance(session, 1.0 / 60);
    double rest = seconds - (double)steps / 60;
    if (rest > 1e-9)
        session_advance(session, rest);
}

static void settle(struct session *session)
{
    for (int i = 0; i < 60 * 60; i++)
        if (!session_advance(session, 1.0 / 60))
            return;
}

static bool run_event(const struct replay_event *event, struct session *session, float scale,
                      struct cg_error *error)
{
    float x = (float)event->x, y = (float)event->y;
    session_scene(session); /* input always meets a picture, as in a window */
    switch (event->kind) {
    case REPLAY_KEY:
        session_key(session, event->text, event->shift);
        return true;
    case REPLAY_CLICK:
        session_click(session, x, y);
        return true;
    case REPLAY_MOVE:
    case REPLAY_DRAG:
        session_move(session, x, y, event->kind == REPLAY_DRAG);
        return true;
    case REPLAY_LEAVE:
        session_leave(session);
        return true;
    case REPLAY_WHEEL:
        session_wheel(session, x);
        return true;
    case REPLAY_RESIZE:
        session_resize(session, x, y);
        return true;
    case REPLAY_THEME:
        session_theme(session, event->theme);
        return true;
    case REPLAY_WAIT:
        wait(session, event->x);
        return true;
    case REPLAY_SETTLE:
        settle(session);
        return true;
    case REPLAY_SCENE:
        return cg_export_text(session_scene(session), event->text, error);
    case REPLAY_SCREENSHOT:
        return cg_export(session_scene(session), session->fonts, scale, event->text, error);
    }
    return true;
}

bool replay_run(const struct replay *replay, struct session *session, float scale,
                struct cg_error *error)
{
    for (size_t i = 0; i < replay->count && !session->quit; i++)
        if (!run_event(&replay->events[i], session, scale, error))
            return false;
    return true;
}
