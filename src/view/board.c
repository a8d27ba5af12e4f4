#include "view/board.h"

#include "view/chrome.h"
#include "view/help.h"
#include "view/inked.h"
#include "view/live.h"
#include "view/narration.h"
#include "view/trace.h"
#include "view/widgets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_SECONDS 0.6 /* the animation from one line to the next */

struct cg_board {
    struct cg_lesson *lesson;
    const struct cg_fonts *fonts;
    struct cg_letters letters;
    struct cg_track track;
    struct cg_arena arena;
    struct cg_track *traces; /* by parameter; n_beats 0: not made yet */
    struct cg_check *checks; /* the lesson's, or its own where training derived more */
    struct cg_live live;
    /* The height kept for words on a canvas of this size. */
    float canvas_width, canvas_height, words_height;
};

/* Gradients that only training needs were not there when the lesson was verified. */
static void check_more(struct cg_board *board, size_t n_steps, size_t n_derivations)
{
    struct cg_book *book = &board->lesson->book;
    board->checks = board->lesson->checks;
    if (book->n_steps == n_steps)
        return;
    board->checks = cg_alloc_array(&board->arena, book->n_steps, sizeof *board->checks);
    if (n_steps > 0)
        memcpy(board->checks, board->lesson->checks, n_steps * sizeof *board->checks);
    for (size_t i = n_derivations; i < book->n_derivations; i++)
        cg_verify(book, book->derivations[i], &board->lesson->env, 1, board->checks);
}

struct cg_board *cg_board_create(struct cg_lesson *lesson, const struct cg_fonts *fonts,
                                 struct cg_error *error)
{
    struct cg_board *board = cg_xmalloc(sizeof *board);
    *board = (struct cg_board){.lesson = lesson, .fonts = fonts};
    cg_arena_init(&board->arena);
    board->letters = cg_lesson_letters(lesson);
    board->track =
        (struct cg_track){lesson->beats, lesson->n_beats, lesson->chapters, lesson->n_chapters};
    size_t n_steps = lesson->book.n_steps, n_derivations = lesson->book.n_derivations;
    if (!cg_live_init(&board->live, lesson, error)) {
        cg_board_destroy(board);
        return NULL;
    }
    if (board->live.trainer)
        check_more(board, n_steps, n_derivations);
    else
        board->checks = lesson->checks;
    size_t count = lesson->trains ? lesson->training.n_params : 0;
    board->traces = cg_alloc_array(&board->arena, count, sizeof *board->traces);
    return board;
}

void cg_board_destroy(struct cg_board *board)
{
    if (!board)
        return;
    cg_live_finish(&board->live);
    cg_arena_finish(&board->arena);
    free(board);
}

size_t cg_board_beats(const struct cg_board *board)
{
    return board->track.n_beats;
}

struct cg_position cg_position_start(const struct cg_board *board)
{
    (void)board;
    struct cg_position position = {.rung = CG_RUNG_INDEX, .choice = -1};
    cg_walk_rest(&position);
    return position;
}

static const struct cg_derivation *param_derivation(const struct cg_board *board, size_t param)
{
    const struct cg_train_options *options = &board->lesson->training;
    if (!board->lesson->trains || param >= options->n_params)
        return NULL;
    return cg_book_find(&board->lesson->book, options->loss, options->params[param]);
}

/* The stops that a position counts through. */
static const struct cg_track *track_at(struct cg_board *board, const struct cg_position *position)
{
    const struct cg_derivation *derivation =
        position->deriving ? param_derivation(board, position->pin_param) : NULL;
    if (!derivation)
        return &board->track;
    struct cg_track *trace = &board->traces[position->pin_param];
    if (trace->n_beats == 0)
        *trace = cg_trace(&board->arena, &board->lesson->book, derivation);
    return trace;
}

static const struct cg_beat *beat_at(struct cg_board *board, const struct cg_position *position)
{
    const struct cg_track *track = track_at(board, position);
    return &track->beats[position->beat < track->n_beats ? position->beat : 0];
}

static bool at_training(struct cg_board *board, const struct cg_position *position)
{
    return board->live.trainer && !position->deriving &&
           beat_at(board, position)->kind == CG_BEAT_TRAIN;
}

/* Shows the state after `update` updates, trained or taken back to. */
static bool go_to_update(struct cg_board *board, struct cg_position *position, size_t update)
{
    if (!at_training(board, position))
        return false;
    size_t reached = cg_live_seek(&board->live, update);
    bool moved = reached != position->update || position->running;
    position->update = reached;
    if (position->trained < reached)
        position->trained = reached;
    position->running = false;
    position->wait = 0;
    return moved;
}

static bool play(struct cg_board *board, struct cg_position *position)
{
    position->wait = 0;
    if (at_training(board, position)) {
        if (!position->running && position->update >= board->live.most)
            return false;
        position->running = !position->running;
        return true;
    }
    const struct cg_track *track = track_at(board, position);
    position->playing = !position->playing;
    if (position->playing && position->beat + 1 >= track->n_beats &&
        cg_walk_siblings(track, position) == 0)
        cg_walk_jump(track, position, 0); /* from the end: once more from the start */
    return true;
}

static bool derive_update(struct cg_board *board, struct cg_position *position)
{
    if (!at_training(board, position) || !param_derivation(board, position->pin_param))
        return false;
    position->training_beat = position->beat;
    position->deriving = true;
    position->playing = false;
    cg_walk_jump(track_at(board, position), position, 0);
    position->running = false;
    return true;
}

static bool leave_derivation(struct cg_board *board, struct cg_position *position)
{
    if (!position->deriving)
        return false;
    position->deriving = position->playing = false;
    size_t beat = position->training_beat;
    position->training_beat = 0;
    cg_walk_jump(&board->track, position, beat);
    return true;
}

static bool choose(struct cg_board *board, struct cg_position *position, long choice)
{
    const struct cg_question *question = beat_at(board, position)->question;
    if (!question || position->fold_depth > 0 || choice < 0 ||
        (size_t)choice >= question->n_choices)
        return false;
    position->choice = (int)choice;
    position->wait = 0;
    return true;
}

static bool back(struct cg_board *board, struct cg_position *position)
{
    return cg_walk_fold(track_at(board, position), position) || leave_derivation(board, position);
}

static bool set_rung(struct cg_board *board, struct cg_position *position, int rung)
{
    if (at_training(board, position))
        return false;
    position->rung = (enum cg_rung)((rung + 3) % 3);
    return true;
}

/* Walking by hand ends playing, except onwards. */
static bool walk(struct cg_board *board, struct cg_position *position, enum cg_action action)
{
    const struct cg_track *track = track_at(board, position);
    if (action == CG_ACTION_NEXT)
        return cg_walk_next(track, position);
    position->playing = false;
    if (action == CG_ACTION_PREVIOUS)
        return cg_walk_previous(track, position);
    if (action == CG_ACTION_OPEN)
        return cg_walk_open(track, position);
    if (action == CG_ACTION_FOLD)
        return cg_walk_fold(track, position);
    return cg_walk_jump(track, position, action == CG_ACTION_LAST ? track->n_beats - 1 : 0);
}

bool cg_board_act(struct cg_board *board, struct cg_position *position, enum cg_action action)
{
    if (position->help && action != CG_ACTION_THEME && action != CG_ACTION_FULLSCREEN &&
        action != CG_ACTION_NONE && action != CG_ACTION_LEAVE) {
        position->help = false;
        if (action == CG_ACTION_HELP || action == CG_ACTION_BACK)
            return true;
    }
    size_t epoch = board->live.updates_per_epoch;
    switch (action) {
    case CG_ACTION_NONE:
    case CG_ACTION_FULLSCREEN:
    case CG_ACTION_LEAVE:
        return false;
    case CG_ACTION_NEXT:
    case CG_ACTION_PREVIOUS:
    case CG_ACTION_FIRST:
    case CG_ACTION_LAST:
    case CG_ACTION_OPEN:
    case CG_ACTION_FOLD:
        return walk(board, position, action);
    case CG_ACTION_PLAY:
        return play(board, position);
    case CG_ACTION_RUNG:
        return set_rung(board, position, (int)position->rung + 1);
    case CG_ACTION_RUNG_BACK:
        return set_rung(board, position, (int)position->rung - 1);
    case CG_ACTION_IVERSON:
        position->iverson = !position->iverson;
        return true;
    case CG_ACTION_GRADIENT_CHECK:
        position->gradient_check = !position->gradient_check;
        return true;
    case CG_ACTION_DERIVE:
        return derive_update(board, position);
    case CG_ACTION_UPDATE:
        return go_to_update(board, position, position->update + 1);
    case CG_ACTION_UPDATE_BACK:
        return go_to_update(board, position, position->update - (position->update > 0));
    case CG_ACTION_EPOCH:
        return at_training(board, position) &&
               go_to_update(board, position, (position->update / epoch + 1) * epoch);
    case CG_ACTION_RESTART:
        return go_to_update(board, position, 0);
    case CG_ACTION_CHOOSE_1:
    case CG_ACTION_CHOOSE_2:
    case CG_ACTION_CHOOSE_3:
    case CG_ACTION_CHOOSE_4:
    case CG_ACTION_CHOOSE_5:
    case CG_ACTION_CHOOSE_6:
        return choose(board, position, (long)action - CG_ACTION_CHOOSE_1);
    case CG_ACTION_THEME:
        position->theme = (enum cg_theme_id)((position->theme + 1) % CG_THEME_COUNT);
        return true;
    case CG_ACTION_HELP:
        position->help = true;
        return true;
    case CG_ACTION_BACK:
        return back(board, position);
    }
    return false;
}

/* Which cell of the result a cell of a grid belongs to: the axes that carry the result's own
 * indices say it; summed indices pin nothing. */
static bool pin(struct cg_board *board, struct cg_position *position, const struct cg_hit *hit)
{
    if (at_training(board, position)) {
        const struct cg_train_options *options = board->live.options;
        for (size_t i = 0; i < options->n_params; i++)
            if (options->params[i] == hit->value)
                position->pin_param = i;
    } else if (hit->node && (hit->node->op == CG_ENTRY || hit->node->op == CG_KRON)) {
        const struct cg_derivation *derivation = beat_at(board, position)->derivation;
        if (!derivation)
            return false;
        char letters[2] = {hit->node->u.at.row.letter, hit->node->u.at.col.letter};
        long at[2] = {hit->a, hit->b};
        bool pinned = false;
        for (int i = 0; i < 2; i++) {
            if (letters[i] && letters[i] == derivation->row.letter)
                position->pin_row = (size_t)at[i];
            else if (letters[i] && letters[i] == derivation->col.letter)
                position->pin_col = (size_t)at[i];
            else
                continue;
            pinned = true;
        }
        return pinned;
    }
    position->pin_row = (size_t)hit->a;
    position->pin_col = (size_t)hit->b;
    return true;
}

static bool press(struct cg_board *board, struct cg_position *position, const struct cg_hit *hit)
{
    if (hit->a == CG_ACTION_RUNG && hit->b > 0)
        return set_rung(board, position, (int)hit->b - 1);
    return cg_board_act(board, position, (enum cg_action)hit->a);
}

/* The update under a point of the loss curve: a at its left end, b at its right. */
static bool rewind_to(struct cg_board *board, struct cg_position *position,
                      const struct cg_hit *hit, float x)
{
    double t = hit->box.w > 0 ? (x - hit->box.x) / hit->box.w : 0;
    double update = (double)hit->a + fmin(fmax(t, 0), 1) * (double)(hit->b - hit->a);
    return go_to_update(board, position, (size_t)lround(update));
}

bool cg_board_click(struct cg_board *board, struct cg_position *position,
                    const struct cg_scene *scene, float x, float y)
{
    struct cg_hit hit = cg_scene_at(scene, x, y);
    switch (hit.kind) {
    case CG_HIT_CELL:
        return pin(board, position, &hit);
    case CG_HIT_BEAT:
        position->playing = false;
        return cg_walk_jump(track_at(board, position), position, (size_t)hit.a);
    case CG_HIT_BUTTON:
        return press(board, position, &hit);
    case CG_HIT_CHOICE:
        return choose(board, position, hit.a);
    case CG_HIT_LOSS:
        return rewind_to(board, position, &hit, x);
    case CG_HIT_NONE:
    case CG_HIT_TERM:
    case CG_HIT_INDEX:
    case CG_HIT_LESSON:
        return false;
    }
    return false;
}

bool cg_board_drag(struct cg_board *board, struct cg_position *position,
                   const struct cg_scene *scene, float x, float y)
{
    struct cg_hit hit = cg_scene_at(scene, x, y);
    if (hit.kind == CG_HIT_LOSS)
        return rewind_to(board, position, &hit, x);
    if (hit.kind == CG_HIT_BEAT)
        return cg_board_click(board, position, scene, x, y);
    return false;
}

/* How long playing stays at a line: as long as its words take to read, and longer where there is a
 * question to think about. */
static double hold_seconds(struct cg_board *board, const struct cg_position *position)
{
    const struct cg_beat *beat = beat_at(board, position);
    if (position->fold_depth > 0)
        return 4;
    size_t letters = 0;
    for (size_t i = 0; i < beat->n_narration; i++)
        for (size_t k = 0; k < beat->narration[i].n_spans; k++)
            letters += strlen(beat->narration[i].spans[k].text);
    double seconds = 2.5 + (double)letters / 22;
    return fmin(seconds, 12) + (beat->question && position->choice < 0 ? 8 : 0);
}

static bool train_on(struct cg_board *board, struct cg_position *position, double seconds)
{
    struct cg_live *live = &board->live;
    size_t count = cg_live_pace(live, position->update, seconds, &position->wait);
    size_t reached = cg_live_seek(live, position->update + count);
    position->update = reached;
    if (position->trained < reached)
        position->trained = reached;
    if (reached >= live->most) {
        position->running = false;
        position->wait = 0;
    }
    return position->running;
}

static bool play_on(struct cg_board *board, struct cg_position *position, double seconds)
{
    position->wait += (float)seconds;
    if (position->wait >= hold_seconds(board, position)) {
        position->wait = 0;
        if (!cg_walk_next(track_at(board, position), position)) {
            position->playing = false;
        } else if (at_training(board, position)) { /* playing a training is running it */
            position->playing = false;
            position->running = position->update < board->live.most;
        }
    }
    return position->playing || position->running || position->phase < 1;
}

bool cg_board_advance(struct cg_board *board, struct cg_position *position, double seconds)
{
    if (position->phase < 1) {
        position->phase += (float)(seconds / STEP_SECONDS);
        if (position->phase < 1)
            return true;
        cg_walk_rest(position);
        return position->playing || position->running;
    }
    if (position->running && at_training(board, position))
        return train_on(board, position, seconds);
    if (position->playing)
        return play_on(board, position, seconds);
    return false;
}

static size_t letters_of(const struct cg_beat *beat)
{
    size_t letters = 0;
    for (size_t i = 0; i < beat->n_narration; i++)
        for (size_t k = 0; k < beat->narration[i].n_spans; k++)
            letters += strlen(beat->narration[i].spans[k].text);
    return letters + (beat->question ? 200 : 0);
}

/* The words of the wordiest lines set the height that all of them get, so that the stage stands
 * still from line to line. Found once for a size of the canvas. */
static float words_height(struct cg_board *board, const struct cg_frame *frame, float width)
{
    float w = frame->scene->width, h = frame->scene->height;
    if (board->canvas_width == w && board->canvas_height == h)
        return board->words_height;
    size_t longest[4] = {0};
    for (size_t i = 0; i < board->track.n_beats; i++) {
        size_t at = i;
        for (size_t k = 0; k < 4; k++) {
            if (board->track.beats[at].kind != CG_BEAT_STEP)
                break;
            if (letters_of(&board->track.beats[at]) > letters_of(&board->track.beats[longest[k]])) {
                size_t other = longest[k];
                longest[k] = at;
                at = other;
            }
        }
    }
    float height = 4.6f * frame->em;
    for (size_t k = 0; k < 4; k++) {
        struct cg_position position = cg_position_start(board);
        position.beat = longest[k];
        struct cg_frame other = *frame;
        other.position = &position;
        other.beat = &board->track.beats[position.beat];
        other.step = other.beat->step;
        other.training = NULL;
        height = fmaxf(height, cg_narration_height(&other, &board->track, width, 0.27f * h));
    }
    board->canvas_width = w;
    board->canvas_height = h;
    board->words_height = height;
    return height;
}

static float eased(float t)
{
    return t * t * (3 - 2 * t);
}

/* The pin within the result of the line that is shown; the pointer only where it points at it. */
static struct cg_position shown(struct cg_board *board, const struct cg_position *position)
{
    struct cg_position at = *position;
    const struct cg_track *track = track_at(board, position);
    if (at.beat >= track->n_beats)
        at.beat = track->n_beats - 1;
    if (at.help)
        at.has_pointer = false;
    const struct cg_beat *beat = &track->beats[at.beat];
    const struct cg_value *result = beat->derivation ? beat->derivation->wrt : NULL;
    if (at_training(board, &at)) {
        if (at.pin_param >= board->live.options->n_params)
            at.pin_param = 0;
        result = board->live.options->params[at.pin_param];
    }
    if (!result)
        return at;
    size_t rows = cg_rows(&board->lesson->model, result->shape);
    size_t cols = cg_cols(&board->lesson->model, result->shape);
    at.pin_row = at.pin_row < rows ? at.pin_row : rows - 1;
    at.pin_col = at.pin_col < cols ? at.pin_col : cols - 1;
    return at;
}

/* Words, stage and timeline from the bottom up. */
static void draw_areas(struct cg_board *board, const struct cg_frame *frame,
                       const struct cg_track *track)
{
    float w = frame->scene->width, h = frame->scene->height, em = frame->em;
    float top = cg_top_bar_height(em), bottom = h - cg_timeline_height(em);
    float margin = 2 * em, width = w - 2 * margin;
    bool prose = frame->beat->kind == CG_BEAT_PROSE;
    float kept = words_height(board, frame, width);
    float most = frame->training ? 0.2f * h : prose ? 0.5f * h : 0.34f * h;
    float words = cg_narration_height(frame, track, width, most);
    if (!frame->training)
        words = fmaxf(words, kept);
    float words_top = bottom - 0.3f * em - words;
    struct cg_box stage = {0, top, w, words_top - 0.4f * em - top};
    if (frame->training)
        cg_training_draw(frame, stage);
    else
        cg_stage_draw(frame, stage);
    cg_top_bar_draw(frame, track, (struct cg_box){0, 0, w, top});
    cg_narration_draw(frame, track, (struct cg_box){margin, words_top, width, words});
    cg_timeline_draw(frame, track, (struct cg_box){0, bottom, w, h - bottom});
    if (frame->position->help)
        cg_help_draw(frame);
}

void cg_board_draw(struct cg_board *board, const struct cg_position *position,
                   struct cg_scene *scene)
{
    const struct cg_track *track = track_at(board, position);
    struct cg_position at = shown(board, position);
    struct cg_frame frame = {.scene = scene,
                             .fonts = board->fonts,
                             .theme = cg_theme(at.theme),
                             .lesson = board->lesson,
                             .env = &board->lesson->env,
                             .checks = board->checks,
                             .letters = &board->letters,
                             .position = &at,
                             .beat = &track->beats[at.beat],
                             .phase = eased(fminf(at.phase, 1)),
                             .em = cg_canvas_em(scene->width, scene->height)};
    frame.step = cg_walk_step(track, at.beat, at.fold, at.fold_depth);
    if (at.phase < 1 && at.from_beat < track->n_beats)
        frame.from = cg_walk_step(track, at.from_beat, at.from_fold, at.from_fold_depth);
    struct cg_training training;
    if (at.deriving) {
        cg_live_seek(&board->live, at.update);
        frame.env = cg_trainer_env(board->live.trainer);
    } else if (at_training(board, &at)) {
        training = cg_live_training(&board->live, &at);
        frame.training = &training;
        frame.env = cg_trainer_env(board->live.trainer);
    }
    draw_areas(board, &frame, track);
}
