#include "app/window.h"

#include "export/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct window {
    struct session *session;
    SDL_Window *window;
    SDL_Renderer *renderer;
    struct cg_drawer *drawer;
    bool pressed;    /* the left button is down */
    bool shown;      /* a first picture has been presented */
    bool moving;     /* the last advance said so */
    bool exposed;    /* the picture must be shown again */
    bool asked_help; /* the key that types "?" has already been acted on */
    double last;     /* when time was last let pass */
    double started;
    const char *title;
};

double window_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool no_display(struct cg_error *error, const char *why)
{
    return cg_fail_machine(error, NULL,
                           "no display to open a window on (%s); without one, `chalkgrad show "
                           "LESSON.md --step 1 -o picture.png` draws a picture and `chalkgrad "
                           "derive LESSON.md --wrt W` prints the derivation",
                           why);
}

/* Where there is no display SDL falls back on drivers that show nothing to anybody; they are only
 * for those who ask for them by SDL_VIDEODRIVER. */
static bool is_seen(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return getenv("SDL_VIDEODRIVER") || !driver ||
           (strcmp(driver, "offscreen") != 0 && strcmp(driver, "dummy") != 0 &&
            strcmp(driver, "evdev") != 0);
}

/* A GPU that is worth its start-up time? Where there is none, GL is a slow imitation of it. */
static bool has_gpu(void)
{
    const char *wish = getenv("CHALKGRAD_RENDERER");
    if (wish && *wish)
        return strcmp(wish, "software") != 0;
    return access("/dev/dri/renderD128", R_OK | W_OK) == 0;
}

static SDL_Renderer *make_renderer(SDL_Window *window, bool gpu)
{
    SDL_Renderer *renderer = NULL;
    if (gpu)
        renderer =
            SDL_CreateRenderer(window, -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
    if (!renderer)
        renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
    return renderer;
}

static void initial_size(const struct window_options *options, int *width, int *height)
{
    *width = options->width > 0 ? options->width : 1280;
    *height = options->height > 0 ? options->height : 720;
    SDL_Rect usable;
    if (options->width <= 0 && SDL_GetDisplayUsableBounds(0, &usable) == 0) {
        *width = SDL_min(*width, SDL_max(usable.w, 320));
        *height = SDL_min(*height, SDL_max(usable.h, 240));
    }
}

static bool create(struct window *window, const struct window_options *options,
                   struct cg_error *error)
{
    bool gpu = has_gpu();
    if (!gpu) /* presenting through GL would cost 50 ms at the start and 4 ms a frame */
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return no_display(error, SDL_GetError());
    if (!is_seen())
        return no_display(error, "neither X11 nor Wayland answers");
    int width, height;
    initial_size(options, &width, &height);
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI |
                   (options->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    window->window = SDL_CreateWindow(session_title(window->session), SDL_WINDOWPOS_CENTERED,
                                      SDL_WINDOWPOS_CENTERED, width, height, flags);
    if (!window->window)
        return no_display(error, SDL_GetError());
    SDL_SetWindowMinimumSize(window->window, 480, 320);
    window->renderer = make_renderer(window->window, gpu);
    if (!window->renderer)
        return cg_fail_machine(error, NULL, "nothing to draw the window with: %s", SDL_GetError());
    window->drawer = cg_drawer_create(window->renderer, window->session->fonts, error);
    return window->drawer != NULL;
}

struct window *window_open(struct session *session, const struct window_options *options,
                           struct cg_error *error)
{
    struct window *window = cg_xmalloc(sizeof *window);
    *window = (struct window){.session = session, .started = options->started, .exposed = true};
    if (!create(window, options, error)) {
        window_close(window);
        return NULL;
    }
    session->fullscreen = options->fullscreen;
    int width, height;
    SDL_GetWindowSize(window->window, &width, &height);
    session_resize(session, (float)width, (float)height);
    window->title = session_title(session);
    window->last = window_clock();
    return window;
}

void window_close(struct window *window)
{
    if (!window)
        return;
    cg_drawer_destroy(window->drawer);
    if (window->renderer)
        SDL_DestroyRenderer(window->renderer);
    if (window->window)
        SDL_DestroyWindow(window->window);
    /* No SDL_Quit: it would read what X says of SDL's wake-ups to the window that has gone, and end
     * the program with BadWindow. The connection goes with the program. */
    free(window);
}

/* Held down, a key steps on; toggles would flicker. */
static bool repeats(SDL_Keycode key)
{
    return key == SDLK_RIGHT || key == SDLK_LEFT || key == SDLK_PAGEDOWN || key == SDLK_PAGEUP ||
           key == SDLK_UP || key == SDLK_DOWN || key == SDLK_PERIOD || key == SDLK_COMMA;
}

static void on_key(struct window *window, const SDL_KeyboardEvent *event)
{
    const SDL_Keysym *key = &event->keysym;
    window->asked_help = false;
    if (key->mod & KMOD_CTRL && (key->sym == SDLK_q || key->sym == SDLK_w))
        window->session->quit = true;
    if (key->mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI) || (event->repeat && !repeats(key->sym)))
        return;
    bool shift = (key->mod & KMOD_SHIFT) != 0;
    window->asked_help = shift && key->sym == SDLK_SLASH;
    session_key(window->session, SDL_GetKeyName(key->sym), shift);
}

/* On most keyboards "?" is not Shift and "/": what is typed counts. */
static void on_text(struct window *window, const char *text)
{
    if (strcmp(text, "?") == 0 && !window->asked_help)
        session_key(window->session, "?", false);
    window->asked_help = false;
}

static void on_button(struct window *window, const SDL_MouseButtonEvent *event)
{
    float x = (float)event->x, y = (float)event->y;
    bool down = event->type == SDL_MOUSEBUTTONDOWN;
    if (event->button == SDL_BUTTON_LEFT) {
        window->pressed = down;
        if (down)
            session_click(window->session, x, y);
    } else if (down && event->button == SDL_BUTTON_X1) {
        session_act(window->session, CG_ACTION_PREVIOUS);
    } else if (down && event->button == SDL_BUTTON_X2) {
        session_act(window->session, CG_ACTION_NEXT);
    }
}

static void on_wheel(struct window *window, const SDL_MouseWheelEvent *event)
{
    float notches = -event->preciseY;
    if (event->direction == SDL_MOUSEWHEEL_FLIPPED)
        notches = -notches;
    session_wheel(window->session, notches);
}

static void on_window(struct window *window, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_RESIZED:
    case SDL_WINDOWEVENT_DISPLAY_CHANGED: {
        int width, height;
        SDL_GetWindowSize(window->window, &width, &height);
        session_resize(window->session, (float)width, (float)height);
        break;
    }
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SHOWN:
    case SDL_WINDOWEVENT_RESTORED:
        window->exposed = true;
        break;
    case SDL_WINDOWEVENT_LEAVE:
        session_leave(window->session);
        break;
    case SDL_WINDOWEVENT_CLOSE:
        window->session->quit = true;
        break;
    default: /* SDL's events are not ours to enumerate */
        break;
    }
}

/* The renderer lost its textures: the atlas must be made again. */
static void on_reset(struct window *window)
{
    cg_drawer_destroy(window->drawer);
    window->drawer = cg_drawer_create(window->renderer, window->session->fonts, NULL);
    window->exposed = true;
}

static void on_event(struct window *window, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT:
        window->session->quit = true;
        break;
    case SDL_KEYDOWN:
        on_key(window, &event->key);
        break;
    case SDL_TEXTINPUT:
        on_text(window, event->text.text);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        on_button(window, &event->button);
        break;
    case SDL_MOUSEMOTION:
        session_move(window->session, (float)event->motion.x, (float)event->motion.y,
                     window->pressed);
        break;
    case SDL_MOUSEWHEEL:
        on_wheel(window, &event->wheel);
        break;
    case SDL_WINDOWEVENT:
        on_window(window, &event->window);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        on_reset(window);
        break;
    default:
        break;
    }
}

/* All events that are there; where it may sleep, waits for the first: for as long as it takes if
 * nothing moves, else until the next frame is due. */
static void take_events(struct window *window, bool may_sleep)
{
    SDL_Event event;
    if (may_sleep && !window->exposed && !window->session->dirty) {
        if (!window->moving) {
            if (SDL_WaitEvent(&event))
                on_event(window, &event);
        } else {
            int left = (int)lround(1000 * (window->last + 1.0 / 60 - window_clock()));
            if (left > 0 && SDL_WaitEventTimeout(&event, left))
                on_event(window, &event);
        }
    }
    while (SDL_PollEvent(&event))
        on_event(window, &event);
}

static void pass_time(struct window *window)
{
    double now = window_clock();
    /* After a sleep nothing was moving: the time slept is not the animation's. */
    double seconds = window->moving ? fmin(now - window->last, 0.1) : 1.0 / 60;
    if (window->moving && seconds < 1.0 / 240)
        return;
    window->last = now;
    window->moving = session_advance(window->session, seconds);
}

static void show(struct window *window)
{
    const struct cg_scene *scene = session_scene(window->session);
    int pixels, ignored;
    SDL_GetRendererOutputSize(window->renderer, &pixels, &ignored);
    cg_draw_scene(window->drawer, scene, (float)pixels / scene->width);
    SDL_RenderPresent(window->renderer);
    window->exposed = false;
    if (!window->shown && window->started > 0 && getenv("CHALKGRAD_TRACE"))
        fprintf(stderr, "first picture after %.1f ms\n", 1000 * (window_clock() - window->started));
    window->shown = true;
}

/* What the session wants of the window itself. */
static void follow(struct window *window)
{
    struct session *session = window->session;
    bool is_full = (SDL_GetWindowFlags(window->window) & SDL_WINDOW_FULLSCREEN) != 0;
    if (is_full != session->fullscreen)
        SDL_SetWindowFullscreen(window->window,
                                session->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    const char *title = session_title(session);
    if (title != window->title) {
        SDL_SetWindowTitle(window->window, title);
        window->title = title;
    }
}

bool window_frame(struct window *window, bool may_sleep)
{
    take_events(window, may_sleep);
    pass_time(window);
    if (window->session->quit || !window->drawer)
        return false;
    follow(window);
    if (window->session->dirty || window->exposed)
        show(window);
    return true;
}
