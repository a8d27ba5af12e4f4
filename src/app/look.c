#include "app/look.h"

#include "app/commands.h"

#include "export/export.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum option_code {
    OPTION_STEP = 256,
    OPTION_SIZE,
    OPTION_SCALE,
    OPTION_THEME,
    OPTION_RUNG,
    OPTION_DEPTH,
    OPTION_FULLSCREEN,
    OPTION_IVERSON,
    OPTION_CHECK,
    OPTION_PHASE,
    OPTION_REPLAY,
    OPTION_SCREENSHOT,
    OPTION_SCENE
};

/* A number in [least, most], the whole text. */
static bool read_number(const char *text, double least, double most, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && !*end && *number >= least && *number <= most;
}

static bool read_size(const char *text, int *width, int *height)
{
    char rest;
    return sscanf(text, "%5dx%5d%c", width, height, &rest) == 2 && *width >= 64 && *height >= 64 &&
           *width <= 16384 && *height <= 16384;
}

static bool read_rung(const char *text, enum cg_rung *rung)
{
    static const char *const names[] = {
        [CG_RUNG_NUMBERS] = "numbers", [CG_RUNG_INDEX] = "index", [CG_RUNG_MATRIX] = "matrix"};
    for (int i = 0; i < 3; i++)
        if (strcmp(names[i], text) == 0) {
            *rung = (enum cg_rung)i;
            return true;
        }
    return false;
}

static bool take_option(struct look *look, int code, const char *value)
{
    double number;
    switch (code) {
    case OPTION_STEP:
        if (!read_number(value, 1, 1e6, &number) || number != floor(number))
            return command_complain(value, "--step takes a whole number from 1");
        look->step = (size_t)number;
        return true;
    case OPTION_SIZE:
        return read_size(value, &look->width, &look->height) ||
               command_complain(value, "--size takes WIDTHxHEIGHT, such as 1280x720");
    case OPTION_SCALE:
        return read_number(value, 0.25, 8, &look->scale) ||
               command_complain(value, "--scale takes a number from 0.25 to 8");
    case OPTION_THEME:
        look->theme = cg_theme_find(value);
        return look->theme != CG_THEME_COUNT ||
               command_complain(value, "the themes are dark and light");
    case OPTION_RUNG:
        look->has_rung = true;
        return read_rung(value, &look->rung) ||
               command_complain(value, "the rungs are numbers, index and matrix");
    case OPTION_DEPTH:
        look->depth = cg_depth_find(value);
        return look->depth != CG_DEPTH_COUNT ||
               command_complain(value, "the depths are summary, rules and atoms");
    case OPTION_PHASE:
        return read_number(value, 0, 1, &look->phase) ||
               command_complain(value, "--phase takes a number from 0 to 1");
    case OPTION_FULLSCREEN:
        look->fullscreen = true;
        return true;
    case OPTION_IVERSON:
        look->iverson = true;
        return true;
    case OPTION_CHECK:
        look->gradient_check = true;
        return true;
    case OPTION_REPLAY:
        look->replay = value;
        return true;
    case OPTION_SCREENSHOT:
        look->screenshot = value;
        return cg_export_knows(value) || command_complain(value, CG_EXPORT_KINDS);
    case OPTION_SCENE:
        look->scene = value;
        return true;
    case 'o':
        look->output = value;
        return cg_export_knows(value) || command_complain(value, CG_EXPORT_KINDS);
    case 'h':
        look->help = true;
        return true;
    default: /* getopt has said what is wrong */
        return false;
    }
}

bool look_parse(struct look *look, int argc, char **argv)
{
    static const struct option options[] = {
        {"step", required_argument, NULL, OPTION_STEP},
        {"size", required_argument, NULL, OPTION_SIZE},
        {"scale", required_argument, NULL, OPTION_SCALE},
        {"theme", required_argument, NULL, OPTION_THEME},
        {"rung", required_argument, NULL, OPTION_RUNG},
        {"depth", required_argument, NULL, OPTION_DEPTH},
        {"fullscreen", no_argument, NULL, OPTION_FULLSCREEN},
        {"iverson", no_argument, NULL, OPTION_IVERSON},
        {"gradient-check", no_argument, NULL, OPTION_CHECK},
        {"phase", required_argument, NULL, OPTION_PHASE},
        {"replay", required_argument, NULL, OPTION_REPLAY},
        {"screenshot", required_argument, NULL, OPTION_SCREENSHOT},
        {"scene", required_argument, NULL, OPTION_SCENE},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *look = (struct look){.scale = 1, .phase = 1, .depth = CG_DEPTH_RULES};
    optind = 0; /* glibc: start afresh */
    for (int code; (code = getopt_long(argc, argv, "o:h", options, NULL)) != -1;)
        if (!take_option(look, code, optarg))
            return false;
    if (optind < argc)
        look->lesson = argv[optind++];
    return optind == argc || command_complain(argv[optind], "one lesson at a time");
}

bool look_apply(const struct look *look, struct session *session, bool *usage,
                struct cg_error *error)
{
    *usage = false;
    session_theme(session, look->theme);
    if (!look->lesson)
        return true;
    if (!session_open(session, look->lesson, error))
        return false;
    session->position.depth = look->depth;
    if (look->step && !session_go(session, look->step)) {
        *usage = true;
        return cg_fail(error, look->lesson, (struct cg_place){0}, "step %zu: the lesson has %zu",
                       look->step, cg_board_beats(session->board, look->depth));
    }
    struct cg_position *position = &session->position;
    if (look->has_rung)
        position->rung = look->rung;
    position->iverson = look->iverson;
    position->gradient_check = look->gradient_check;
    if (look->phase < 1 && position->beat > 0) { /* on the way from the stop before */
        position->from_beat = position->beat - 1;
        position->phase = (float)look->phase;
    }
    return true;
}
