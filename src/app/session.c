#include "app/session.h"

#include "view/keys.h"

#include <math.h>
#include <string.h>

void session_init(struct session *session, const struct cg_fonts *fonts, float width, float height)
{
    *session = (struct session){.fonts = fonts, .width = width, .height = height, .dirty = true};
    cg_scene_init(&session->scene);
}

static void close_lesson(struct session *session)
{
    cg_board_destroy(session->board);
    cg_lesson_close(session->lesson);
    session->board = NULL;
    session->lesson = NULL;
}

void session_finish(struct session *session)
{
    if (!session)
        return;
    close_lesson(session);
    library_finish(&session->library);
    cg_scene_finish(&session->scene);
    *session = (struct session){0};
}

bool session_open(struct session *session, const char *path, struct cg_error *error)
{
    struct cg_lesson *lesson = cg_lesson_open(path, error);
    if (!lesson)
        return false;
    struct cg_board *board = cg_board_create(lesson, session->fonts, error);
    if (!board) {
        cg_lesson_close(lesson);
        return false;
    }
    close_lesson(session);
    session->lesson = lesson;
    session->board = board;
    session->position = cg_position_start(board);
    session->position.theme = session->theme;
    session->dirty = true;
    return true;
}

bool session_go(struct session *session, size_t step)
{
    struct cg_position *position = &session->position;
    enum cg_depth depth = position->depth;
    if (!session->board || step < 1 || step > cg_board_beats(session->board, depth))
        return false;
    *position = cg_position_start(session->board);
    position->depth = depth;
    position->theme = session->theme;
    position->beat = position->from_beat = step - 1;
    position->phase = 1;
    session->dirty = true;
    return true;
}

void session_theme(struct session *session, enum cg_theme_id theme)
{
    session->theme = theme;
    session->position.theme = theme;
    session->browser.theme = theme;
    session->dirty = true;
}

/* The folder of lessons is read when it is first needed, not when a lesson is opened by name. */
static void need_library(struct session *session)
{
    if (session->has_library)
        return;
    library_init(&session->library);
    session->has_library = true;
    session->browser.cards = session->library.cards;
    session->browser.n_cards = session->library.count;
    session->browser.folder = session->library.folder;
}

static void leave_lesson(struct session *session)
{
    session->browser.theme = session->theme = session->position.theme;
    close_lesson(session);
    session->dirty = true;
}

static void open_card(struct session *session, size_t i)
{
    struct cg_error error;
    if (i >= session->library.count)
        return;
    session->browser.selected = i;
    session->dirty = true;
    if (session_open(session, session->library.paths[i], &error))
        return;
    struct cg_arena *arena = &session->library.arena;
    session->library.cards[i].problem =
        error.place.line ? cg_format(arena, "line %d: %s", error.place.line, error.text)
                         : cg_strdup(arena, error.text);
}

static void act_in_browser(struct session *session, enum cg_action action)
{
    need_library(session);
    if (action == CG_ACTION_THEME) {
        session_theme(session, (enum cg_theme_id)((session->theme + 1) % CG_THEME_COUNT));
    } else if (cg_browser_act(&session->browser, session->fonts, action, session->width,
                              session->height)) {
        session->dirty = true;
    } else if (action == CG_ACTION_PLAY) {
        open_card(session, session->browser.selected);
    } else if (action == CG_ACTION_BACK || action == CG_ACTION_LEAVE) {
        session->quit = true;
    }
}

void session_act(struct session *session, enum cg_action action)
{
    if (action == CG_ACTION_FULLSCREEN) {
        session->fullscreen = !session->fullscreen;
    } else if (!session->board) {
        act_in_browser(session, action);
    } else if (action == CG_ACTION_LEAVE) {
        leave_lesson(session);
    } else if (cg_board_act(session->board, &session->position, action)) {
        session->theme = session->browser.theme = session->position.theme;
        session->dirty = true;
    } else if (action == CG_ACTION_BACK) {
        leave_lesson(session);
    }
}

void session_key(struct session *session, const char *name, bool shift)
{
    /* Return is a choice in a list, and has no other meaning; OPEN, the arrow down, moves there. */
    if (!session->board && (strcmp(name, "Return") == 0 || strcmp(name, "Keypad Enter") == 0))
        session_act(session, CG_ACTION_PLAY);
    else
        session_act(session, cg_key_action(name, shift));
}

void session_click(struct session *session, float x, float y)
{
    const struct cg_scene *scene = session_scene(session);
    struct cg_hit hit = cg_scene_at(scene, x, y);
    bool own = hit.kind == CG_HIT_BUTTON &&
               (!session->board || hit.a == CG_ACTION_LEAVE || hit.a == CG_ACTION_FULLSCREEN);
    if (own) {
        session_act(session, (enum cg_action)hit.a);
    } else if (!session->board) {
        if (hit.kind == CG_HIT_LESSON && hit.a >= 0)
            open_card(session, (size_t)hit.a);
    } else if (cg_board_click(session->board, &session->position, scene, x, y)) {
        session->theme = session->browser.theme = session->position.theme;
        session->dirty = true;
    }
}

void session_move(struct session *session, float x, float y, bool pressed)
{
    session->position.has_pointer = session->browser.has_pointer = true;
    session->position.pointer_x = session->browser.pointer_x = x;
    session->position.pointer_y = session->browser.pointer_y = y;
    if (pressed && session->board)
        cg_board_drag(session->board, &session->position, session_scene(session), x, y);
    session->dirty = true;
}

void session_leave(struct session *session)
{
    session->position.has_pointer = session->browser.has_pointer = false;
    session->dirty = true;
}

void session_wheel(struct session *session, float notches)
{
    if (!session->board) {
        need_library(session);
        cg_browser_scroll(&session->browser, session->width, session->height, 60 * notches);
        session->dirty = true;
        return;
    }
    session->wheel += notches;
    for (; session->wheel >= 1; session->wheel -= 1)
        session_act(session, CG_ACTION_NEXT);
    for (; session->wheel <= -1; session->wheel += 1)
        session_act(session, CG_ACTION_PREVIOUS);
}

void session_resize(struct session *session, float width, float height)
{
    session->width = fmaxf(width, 1);
    session->height = fmaxf(height, 1);
    session->dirty = true;
}

bool session_advance(struct session *session, double seconds)
{
    if (!session->board)
        return false;
    bool moving = cg_board_advance(session->board, &session->position, seconds);
    session->dirty = session->dirty || moving;
    return moving;
}

const struct cg_scene *session_scene(struct session *session)
{
    if (!session->dirty)
        return &session->scene;
    enum cg_theme_id theme = session->board ? session->position.theme : session->theme;
    cg_scene_begin(&session->scene, session->width, session->height, cg_theme(theme)->background);
    if (session->board) {
        cg_board_draw(session->board, &session->position, &session->scene);
    } else {
        need_library(session);
        cg_browser_draw(&session->browser, session->fonts, &session->scene);
    }
    session->dirty = false;
    return &session->scene;
}

const char *session_title(const struct session *session)
{
    return session->lesson ? session->lesson->title : "Chalkgrad";
}
