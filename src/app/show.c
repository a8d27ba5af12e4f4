#include "app/commands.h"
#include "app/look.h"

#include "export/export.h"

#include <stdio.h>

static const char help[] =
    "usage: chalkgrad show LESSON.md [OPTIONS] -o OUT.png|OUT.svg|OUT.txt\n"
    "Draws one stop of a lesson without a window; .txt is the scene as text.\n"
    "\n"
    "  -o, --output FILE    where to\n"
    "      --step N         which stop of the timeline, from 1 (default 1)\n"
    "      --size WxH       of the canvas (default 1280x720)\n"
    "      --scale S        device pixels per pixel (default 1)\n"
    "      --theme NAME     dark, light\n"
    "      --rung NAME      numbers, index, matrix\n"
    "      --depth D            the stops: summary, rules (default) or atoms\n"
    "      --iverson        the Kronecker delta as [i = k]\n"
    "      --gradient-check the derived gradient beside the measured one\n"
    "      --phase P        on the way from the stop before: 0 .. 1 (default 1)\n";

static bool draw(const struct look *look, const struct cg_fonts *fonts, bool *usage,
                 struct cg_error *error)
{
    struct session session;
    session_init(&session, fonts, look->width ? (float)look->width : 1280,
                 look->height ? (float)look->height : 720);
    bool done = look_apply(look, &session, usage, error) &&
                cg_export(session_scene(&session), fonts, (float)look->scale, look->output, error);
    session_finish(&session);
    return done;
}

int command_show(int argc, char **argv)
{
    struct look look;
    if (!look_parse(&look, argc, argv))
        return EXIT_USAGE;
    if (look.help) {
        fputs(help, stdout);
        return 0;
    }
    if (!look.lesson || !look.output || look.replay || look.screenshot || look.scene) {
        fputs("chalkgrad: show takes a lesson and -o FILE; see chalkgrad show --help\n", stderr);
        return EXIT_USAGE;
    }
    struct cg_error error;
    struct cg_fonts *fonts = cg_fonts_create(&error);
    bool usage = false;
    bool done = fonts && draw(&look, fonts, &usage, &error);
    cg_fonts_destroy(fonts);
    if (done)
        return 0;
    int status = command_failed(&error);
    return usage ? EXIT_USAGE : status;
}
