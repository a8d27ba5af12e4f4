#include "app/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_BAR = 40, SHORTEST_BAR = 6, USUAL_WIDTH = 80, MOST_FACTS = 8 };
static const double PAUSE = 0.1; /* seconds between two lines */

double progress_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

void progress_begin(struct progress *progress)
{
    double now = progress_clock();
    *progress = (struct progress){.shown = isatty(STDERR_FILENO) != 0, .begun = now, .next = now};
}

bool progress_due(const struct progress *progress)
{
    return progress->shown && progress_clock() >= progress->next;
}

void progress_put_time(struct cg_strbuf *out, double seconds)
{
    unsigned long s = (unsigned long)fmin(ceil(seconds), 1e9);
    if (s >= 3600)
        cg_putf(out, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        cg_putf(out, "%lu:%02lu", s / 60, s % 60);
}

void progress_put_count(struct cg_strbuf *out, double count)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    size_t unit = 0;
    for (; unit < 4 && count >= 999.5; unit++)
        count /= 1000;
    cg_putf(out, "%.*f%s",
            unit == 0 || count >= 99.95 ? 0
            : count >= 9.995            ? 1
                                        : 2,
            count, units[unit]);
}

static void put_bar(struct cg_strbuf *out, size_t length, double done)
{
    cg_putc(out, '[');
    for (size_t i = 0; i < length; i++)
        cg_putc(out, (double)i < done * (double)length ? '#' : '.');
    cg_putc(out, ']');
}

void progress_line(struct cg_strbuf *out, size_t width, double done, const char *const *facts,
                   size_t n_facts)
{
    const size_t around = 8; /* the bar's brackets, a blank, "100%", and the last column */
    size_t fit = 0, used = around;
    for (; fit < n_facts; fit++) {
        size_t more = 2 + cg_utf8_length(facts[fit], strlen(facts[fit]));
        if (used + more > width)
            break;
        used += more;
    }
    size_t left = used < width ? width - used : 0;
    if (left >= SHORTEST_BAR) {
        put_bar(out, left < LONGEST_BAR ? left : LONGEST_BAR, done);
        cg_putc(out, ' ');
    }
    if (width >= around)
        cg_putf(out, "%3.0f%%", floor(100 * done));
    for (size_t i = 0; i < fit; i++)
        cg_putf(out, "  %s", facts[i]);
}

static size_t terminal_width(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                           : USUAL_WIDTH;
}

void progress_show(struct progress *progress, double done, const char *const *facts, size_t n_facts)
{
    if (!progress->shown)
        return;
    const char *all[MOST_FACTS];
    struct cg_strbuf line, left;
    double now = progress_clock();
    size_t count = n_facts < MOST_FACTS - 1 ? n_facts : MOST_FACTS - 1;
    cg_strbuf_init(&line);
    cg_strbuf_init(&left);
    for (size_t i = 0; i < count; i++)
        all[i] = facts[i];
    if (done > 0) {
        progress_put_time(&left, (now - progress->begun) * (1 - done) / done);
        cg_put(&left, " left");
        all[count++] = left.text;
    }
    progress_line(&line, terminal_width(), done, all, count);
    fprintf(stderr, "\r%s\033[K", line.text);
    progress->next = now + PAUSE;
    cg_strbuf_finish(&line);
    cg_strbuf_finish(&left);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
