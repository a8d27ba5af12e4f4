#include "app/commands.h"
#include "app/look.h"
#include "app/replay.h"
#include "app/window.h"

#include "export/export.h"

#include <chalkgrad/file.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: chalkgrad [LESSON.md] [OPTIONS]\n"
    "Opens a lesson in a window; without one, the browser of lessons.\n"
    "\n"
    "  --step N             which stop of the timeline, from 1\n"
    "  --fullscreen         on the whole screen\n"
    "  --size WxH           of the window\n"
    "  --theme NAME         dark, light\n"
    "  --depth D            the stops: summary, rules, atoms\n"
    "  --rung NAME          numbers, index, matrix\n"
    "  --replay EVENTS.txt  scripted input, without a window; needs no display\n"
    "  --screenshot OUT.png the last picture, written at the end (also .svg)\n"
    "  --scene OUT.txt      the last scene, as text\n"
    "  --scale S            device pixels per pixel in the screenshots\n"
    "\n"
    "A replay has one event a line: key NAME, click X Y, move X Y, drag X Y, leave, wheel N,\n"
    "resize W H, theme NAME, wait SECONDS, settle, scene FILE.txt, screenshot FILE.png; # "
    "comments.\n"
    "\n"
    "CHALKGRAD_LESSONS names the folder of the lessons, CHALKGRAD_RENDERER=software draws without\n"
    "the GPU, CHALKGRAD_TRACE=1 prints how long the first picture took.\n";

static bool run_window(const struct look *look, struct session *session, double started,
                       struct cg_error *error)
{
    const struct window_options options = {.fullscreen = look->fullscreen,
                                           .width = look->width,
                                           .height = look->height,
                                           .started = started};
    struct window *window = window_open(session, &options, error);
    if (!window)
        return false;
    while (window_frame(window, true))
        continue;
    window_close(window);
    return true;
}

static bool run_replay(const struct look *look, struct session *session, struct cg_error *error)
{
    enum { MOST_BYTES = 4 << 20 };
    struct cg_arena arena;
    cg_arena_init(&arena);
    size_t size;
    struct replay replay;
    const char *text = cg_read_file(&arena, look->replay, MOST_BYTES, &size, error);
    float scale = (float)look->scale;
    bool done = text && replay_parse(&replay, &arena, look->replay, text, size, error) &&
                replay_run(&replay, session, scale, error);
    cg_arena_finish(&arena);
    return done;
}

/* What is shown at the end, where it was asked for. */
static bool save(const struct look *look, struct session *session, struct cg_error *error)
{
    if (look->screenshot && !cg_export(session_scene(session), session->fonts, (float)look->scale,
                                       look->screenshot, error))
        return false;
    return !look->scene || cg_export_text(session_scene(session), look->scene, error);
}

static bool run(const struct look *look, double started, bool *usage, struct cg_error *error)
{
    struct cg_fonts *fonts = cg_fonts_create(error);
    if (!fonts)
        return false;
    struct session session;
    session_init(&session, fonts, look->width ? (float)look->width : 1280,
                 look->height ? (float)look->height : 720);
    bool done = look_apply(look, &session, usage, error) &&
                (look->replay ? run_replay(look, &session, error)
                              : run_window(look, &session, started, error)) &&
                save(look, &session, error);
    session_finish(&session);
    cg_fonts_destroy(fonts);
    return done;
}

int command_view(int argc, char **argv)
{
    double started = window_clock();
    struct look look;
    if (!look_parse(&look, argc, argv))
        return EXIT_USAGE;
    if (look.help) {
        fputs(help, stdout);
        return 0;
    }
    if (look.output) {
        fputs("chalkgrad: -o goes with chalkgrad show\n", stderr);
        return EXIT_USAGE;
    }
    if (look.lesson && !strpbrk(look.lesson, "./-") && access(look.lesson, F_OK) != 0) {
        fprintf(stderr, "chalkgrad: %s: neither a command nor a lesson; see chalkgrad --help\n",
                look.lesson);
        return EXIT_USAGE;
    }
    bool usage = false;
    struct cg_error error;
    if (run(&look, started, &usage, &error))
        return 0;
    int status = command_failed(&error);
    return usage ? EXIT_USAGE : status;
}
