#include "view/board.h"

#include "view/board_private.h"
#include "view/frame.h"
#include "view/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_SECONDS 0.6 /* the animation from one line to the next */

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
    board->stage_cache = cg_stage_cache_create();
    board->letters = cg_lesson_letters(lesson);
    cg_tracks_init(&board->tracks, &board->arena,
                   (struct cg_track){.beats = lesson->beats,
                                     .n_beats = lesson->n_beats,
                                     .chapters = lesson->chapters,
                                     .n_chapters = lesson->n_chapters});
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
    cg_stage_cache_destroy(board->stage_cache);
    cg_arena_finish(&board->arena);
    free(board);
}

size_t cg_board_beats(const struct cg_board *board, enum cg_depth depth)
{
    return board->tracks.at[depth].n_beats;
}

struct cg_position cg_position_start(const struct cg_board *board)
{
    (void)board;
    struct cg_position position = {.depth = CG_DEPTH_RULES, .rung = CG_RUNG_INDEX, .choice = -1};
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

const struct cg_tracks *board_tracks(struct cg_board *board, const struct cg_position *position)
{
    const struct cg_derivation *derivation =
        position->deriving ? param_derivation(board, position->pin_param) : NULL;
    if (!derivation)
        return &board->tracks;
    struct cg_tracks *traces = &board->traces[position->pin_param];
    if (traces->at[0].n_beats == 0)
        cg_tracks_init(traces, &board->arena, cg_trace(&board->arena, board->lesson, derivation));
    return traces;
}

const struct cg_track *board_track(struct cg_board *board, const struct cg_position *position)
{
    return &board_tracks(board, position)->at[position->depth];
}

const struct cg_beat *board_beat(struct cg_board *board, const struct cg_position *position)
{
    const struct cg_track *track = board_track(board, position);
    struct cg_spot spot = cg_walk_spot(position);
    return cg_walk_beat(track, spot.beat < track->n_beats ? spot : (struct cg_spot){0});
}

bool board_at_training(struct cg_board *board, const struct cg_position *position)
{
    return board->live.trainer && !position->deriving &&
           board_beat(board, position)->kind == CG_BEAT_TRAIN;
}

/* Shows the state after `update` updates, trained or taken back to. */
static bool go_to_update(struct cg_board *board, struct cg_position *position, size_t update)
{
    if (!board_at_training(board, position))
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
    if (board_at_training(board, position)) {
        if (!position->running && position->update >= board->live.most)
            return false;
        position->running = !position->running;
        return true;
    }
    const struct cg_track *track = board_track(board, position);
    position->playing = !position->playing;
    if (position->playing && position->beat + 1 >= track->n_beats &&
        cg_walk_siblings(track, position) == 0)
        cg_walk_jump(track, position, 0); /* from the end: once more from the start */
    return true;
}

static bool derive_update(struct cg_board *board, struct cg_position *position)
{
    if (!board_at_training(board, position) || !param_derivation(board, position->pin_param))
        return false;
    struct cg_position training = *position;
    cg_walk_depth(&board->tracks, &training, CG_DEPTH_RULES);
    position->training_beat = training.beat;
    position->deriving = true;
    position->playing = false;
    cg_walk_jump(board_track(board, position), position, 0);
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
    enum cg_depth depth = position->depth;
    position->depth = CG_DEPTH_RULES;
    cg_walk_jump(&board->tracks.at[CG_DEPTH_RULES], position, beat);
    cg_walk_depth(&board->tracks, position, depth);
    return true;
}

static bool choose(struct cg_board *board, struct cg_position *position, long choice)
{
    const struct cg_question *question = board_beat(board, position)->question;
    if (!question || choice < 0 || (size_t)choice >= question->n_choices)
        return false;
    position->choice = (int)choice;
    position->wait = 0;
    return true;
}

static bool back(struct cg_board *board, struct cg_position *position)
{
    return cg_walk_fold(board_track(board, position), position) ||
           leave_derivation(board, position);
}

static bool set_rung(struct cg_board *board, struct cg_position *position, int rung)
{
    if (board_at_training(board, position))
        return false;
    position->rung = (enum cg_rung)((rung + 3) % 3);
    return true;
}

static bool set_depth(struct cg_board *board, struct cg_position *position, int depth)
{
    position->playing = false;
    return cg_walk_depth(board_tracks(board, position), position,
                         (enum cg_depth)((depth + CG_DEPTH_COUNT) % CG_DEPTH_COUNT));
}

/* Sub-steps into their line; a line of the walk itself into the line of the summary. */
static bool fold(struct cg_board *board, struct cg_position *position)
{
    return cg_walk_fold(board_track(board, position), position) ||
           (position->depth > CG_DEPTH_SUMMARY &&
            set_depth(board, position, (int)position->depth - 1));
}

/* Walking by hand ends playing, except onwards. */
static bool walk(struct cg_board *board, struct cg_position *position, enum cg_action action)
{
    const struct cg_track *track = board_track(board, position);
    if (action == CG_ACTION_NEXT)
        return cg_walk_next(track, position);
    position->playing = false;
    if (action == CG_ACTION_PREVIOUS)
        return cg_walk_previous(track, position);
    if (action == CG_ACTION_OPEN)
        return cg_walk_open(track, position);
    if (action == CG_ACTION_FOLD)
        return fold(board, position);
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
    case CG_ACTION_DEPTH:
        return set_depth(board, position, (int)position->depth + 1);
    case CG_ACTION_DEPTH_BACK:
        return set_depth(board, position, (int)position->depth - 1);
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
        return board_at_training(board, position) &&
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
    if (board_at_training(board, position)) {
        const struct cg_train_options *options = board->live.options;
        for (size_t i = 0; i < options->n_params; i++)
            if (options->params[i] == hit->value)
                position->pin_param = i;
    } else if (hit->node && (hit->node->op == CG_ENTRY || hit->node->op == CG_KRON)) {
        const struct cg_derivation *derivation = board_beat(board, position)->derivation;
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
    if (hit->a == CG_ACTION_DEPTH && hit->b > 0)
        return set_depth(board, position, (int)hit->b - 1);
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
        return hit.b > 0
                   ? cg_walk_sibling(board_track(board, position), position, (size_t)hit.b - 1)
                   : cg_walk_jump(board_track(board, position), position, (size_t)hit.a);
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
    const struct cg_beat *beat = board_beat(board, position);
    if (!beat->n_narration && !beat->question)
        return 4;
    size_t letters = 0;
    for (size_t i = 0; i < beat->n_narration; i++)
        for (size_t k = 0; k < beat->narration[i].n_spans; k++)
            letters += strlen(beat->narration[i].spans[k].text);
    double seconds = 2.5 + (double)letters / 22;
    return fmin(seconds, 12) + (beat->question && position->choice < 0 ? 8 : 0);
}

static void train_on(struct cg_board *board, struct cg_position *position, double seconds)
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
}

static void play_on(struct cg_board *board, struct cg_position *position, double seconds)
{
    position->wait += (float)seconds;
    if (position->wait >= hold_seconds(board, position)) {
        position->wait = 0;
        if (!cg_walk_next(board_track(board, position), position)) {
            position->playing = false;
        } else if (board_at_training(board, position)) { /* playing a training is running it */
            position->playing = false;
            position->running = position->update < board->live.most;
        }
    }
}

bool cg_board_advance(struct cg_board *board, struct cg_position *position, double seconds)
{
    if (position->phase < 1) {
        position->phase += (float)(seconds / STEP_SECONDS);
        if (position->phase >= 1)
            cg_walk_rest(position);
    } else if (position->running && board_at_training(board, position)) {
        train_on(board, position, seconds);
    } else if (position->playing) {
        play_on(board, position, seconds);
    } else {
        return false;
    }
    return true;
}
