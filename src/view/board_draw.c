#include "view/board_private.h"
#include "view/chrome.h"
#include "view/help.h"
#include "view/narration.h"
#include "view/widgets.h"

#include <math.h>
#include <string.h>

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
    const struct cg_track *track = &board->tracks.at[CG_DEPTH_RULES];
    for (size_t i = 0; i < track->n_beats; i++) {
        size_t at = i;
        for (size_t k = 0; k < 4; k++) {
            if (track->beats[at].kind != CG_BEAT_STEP)
                break;
            if (letters_of(&track->beats[at]) > letters_of(&track->beats[longest[k]])) {
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
        other.beat = &track->beats[position.beat];
        other.step = other.beat->step;
        other.training = NULL;
        height = fmaxf(height, cg_narration_height(&other, track, width, 0.27f * h));
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
    const struct cg_env *env = &board->lesson->env;
    struct cg_position at = *position;
    const struct cg_track *track = board_track(board, position);
    if (at.beat >= track->n_beats)
        at.beat = track->n_beats - 1;
    if (at.help)
        at.has_pointer = false;
    const struct cg_beat *beat = cg_walk_beat(track, cg_walk_spot(&at));
    const struct cg_value *result = beat->derivation ? beat->derivation->wrt : NULL;
    if (board_at_training(board, &at)) {
        if (at.pin_param >= board->live.options->n_params)
            at.pin_param = 0;
        result = board->live.options->params[at.pin_param];
    }
    if (!result)
        return at;
    size_t rows = cg_env_size(env, result->shape.rows);
    size_t cols = cg_env_size(env, result->shape.cols);
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
    const struct cg_track *track = board_track(board, position);
    struct cg_position at = shown(board, position);
    struct cg_frame frame = {.scene = scene,
                             .fonts = board->fonts,
                             .theme = cg_theme(at.theme),
                             .lesson = board->lesson,
                             .env = &board->lesson->env,
                             .checks = board->checks,
                             .letters = &board->letters,
                             .position = &at,
                             .beat = cg_walk_beat(track, cg_walk_spot(&at)),
                             .phase = eased(fminf(at.phase, 1)),
                             .em = cg_canvas_em(scene->width, scene->height),
                             .cache = board->stage_cache,
                             .numbers = at.deriving ? 1 + at.update : 0};
    frame.step = frame.beat->step;
    frame.summary = at.depth + at.fold_depth == CG_DEPTH_SUMMARY;
    if (at.phase < 1 && at.from_beat < track->n_beats) {
        struct cg_spot from = {.beat = at.from_beat, .fold_depth = at.from_fold_depth};
        memcpy(from.fold, at.from_fold, sizeof from.fold);
        frame.from = cg_walk_beat(track, from)->step;
    }
    struct cg_training training;
    if (at.deriving) {
        cg_live_seek(&board->live, at.update);
        frame.env = cg_trainer_shown(board->live.trainer);
    } else if (board_at_training(board, &at)) {
        training = cg_live_training(&board->live, &at);
        frame.training = &training;
        frame.env = cg_trainer_shown(board->live.trainer);
    }
    draw_areas(board, &frame, track);
}
