#include "app/library.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_lesson(const char *name)
{
    size_t length = strlen(name);
    return length > 3 && name[0] != '.' && strcmp(name + length - 3, ".md") == 0;
}

/* What has been read of one file, for sorting card and path together. */
struct found {
    struct cg_card card;
    const char *path;
};

static int by_order(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    /* Lessons without an order come last. */
    int p = x->card.order ? x->card.order : 1 << 30, q = y->card.order ? y->card.order : 1 << 30;
    return p != q ? (p > q) - (p < q) : strcmp(x->card.file, y->card.file);
}

static struct found read_card(struct library *library, const char *folder, const char *name)
{
    struct found found = {.card.file = cg_strdup(&library->arena, name)};
    found.path = cg_format(&library->arena, "%s/%s", folder, name);
    struct cg_error error;
    if (!cg_lesson_title(found.path, &library->arena, &found.card.title, &found.card.order,
                         &error)) {
        found.card.title = found.card.file;
        found.card.problem = cg_strdup(&library->arena, error.text);
    }
    return found;
}

/* Fills the library from a folder; false where it has no lessons. */
static bool read_folder(struct library *library, const char *folder)
{
    DIR *entries = opendir(folder);
    if (!entries)
        return false;
    struct found *found = NULL;
    size_t capacity = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (!is_lesson(entry->d_name))
            continue;
        found = cg_grow(&library->arena, found, library->count, &capacity, sizeof *found);
        found[library->count++] = read_card(library, folder, entry->d_name);
    }
    closedir(entries);
    if (library->count == 0)
        return false;
    qsort(found, library->count, sizeof *found, by_order);
    library->folder = cg_strdup(&library->arena, folder);
    library->cards = cg_alloc_array(&library->arena, library->count, sizeof *library->cards);
    library->paths = cg_alloc_array(&library->arena, library->count, sizeof *library->paths);
    for (size_t i = 0; i < library->count; i++) {
        library->cards[i] = found[i].card;
        library->paths[i] = found[i].path;
    }
    return true;
}

/* Beside the program, in a build folder below the sources, and in an installed tree. */
static bool read_near_program(struct library *library)
{
    static const char *const ways[] = {"lessons", "../lessons", "../../lessons", "../../../lessons",
                                       "../share/chalkgrad/lessons"};
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    if (!slash)
        return false;
    *slash = '\0';
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (read_folder(library, cg_format(&library->arena, "%s/%s", program, ways[i])))
            return true;
    return false;
}

void library_init(struct library *library)
{
    *library = (struct library){.folder = ""};
    cg_arena_init(&library->arena);
    const char *named = getenv("CHALKGRAD_LESSONS");
    if (named && *named) { /* said explicitly: no other folder stands in for it */
        if (!read_folder(library, named))
            library->folder = cg_strdup(&library->arena, named);
        return;
    }
    if (read_folder(library, "lessons") || read_near_program(library))
        return;
    read_folder(library, CHALKGRAD_DATADIR "/chalkgrad/lessons");
}

void library_finish(struct library *library)
{
    if (!library)
        return;
    cg_arena_finish(&library->arena);
    *library = (struct library){0};
}
