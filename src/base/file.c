#include <chalkgrad/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_all(struct cg_arena *arena, FILE *file, const char *path, size_t most,
                      size_t *size, struct cg_error *error)
{
    size_t capacity = 64 * 1024, used = 0;
    char *data = cg_xmalloc(capacity);
    for (;;) {
        size_t got = fread(data + used, 1, capacity - used, file);
        used += got;
        if (used > most || got == 0)
            break;
        if (used == capacity)
            data = cg_xrealloc(data, capacity *= 2);
    }
    char *text = NULL;
    if (ferror(file))
        cg_fail_machine(error, path, "can't be read: %s", strerror(errno));
    else if (used > most)
        cg_fail(error, path, (struct cg_place){0}, "is larger than the limit of %zu kB",
                most / 1024);
    else
        text = cg_strndup(arena, data, used);
    free(data);
    *size = text ? used : 0;
    return text;
}

char *cg_read_file(struct cg_arena *arena, const char *path, size_t most, size_t *size,
                   struct cg_error *error)
{
    *size = 0;
    if (!strcmp(path, "-"))
        return read_all(arena, stdin, path, most, size, error);
    struct stat about;
    if (!stat(path, &about) && S_ISDIR(about.st_mode)) {
        cg_fail_machine(error, path, "is a folder, not a file");
        return NULL;
    }
    FILE *file = fopen(path, "rb");
    if (!file) {
        cg_fail_machine(error, path, "can't be opened: %s", strerror(errno));
        return NULL;
    }
    char *text = read_all(arena, file, path, most, size, error);
    fclose(file);
    return text;
}

static bool write_and_sync(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t wrote = write(fd, data, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return false;
        data += wrote;
        size -= (size_t)wrote;
    }
    return fsync(fd) == 0 || errno == EINVAL; /* EINVAL: a pipe or a device has nothing to sync */
}

bool cg_write_file(const char *path, const void *data, size_t size, struct cg_error *error)
{
    struct stat about;
    bool exists = stat(path, &about) == 0, plain = !exists || S_ISREG(about.st_mode);
    size_t length = strlen(path) + 12;
    char *name = cg_xmalloc(length);
    snprintf(name, length, "%s%s", path,
             plain ? ".XXXXXX" : ""); /* /dev/stdout is written as it is */
    int fd = plain ? mkstemp(name) : open(name, O_WRONLY);
    bool done = fd >= 0 && write_and_sync(fd, data, size);
    int why = errno;
    if (fd >= 0 && plain) {
        mode_t mask = umask(0);
        umask(mask);
        fchmod(fd, exists ? about.st_mode & 0777 : 0666 & ~mask);
    }
    if (fd >= 0 && close(fd) && done)
        done = false, why = errno;
    if (done && plain && rename(name, path))
        done = false, why = errno;
    if (!done && fd >= 0 && plain)
        unlink(name);
    free(name);
    return done || cg_fail_machine(error, path, "can't be written: %s", strerror(why));
}

bool cg_can_write_file(const char *path, struct cg_error *error)
{
    struct stat about;
    bool done = false;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) {
        done = !S_ISDIR(about.st_mode) && access(path, W_OK) == 0;
        errno = S_ISDIR(about.st_mode) ? EISDIR : errno;
    } else {
        size_t length = strlen(path) + 8;
        char *name = cg_xmalloc(length);
        snprintf(name, length, "%s.XXXXXX", path);
        int fd = mkstemp(name), why = errno;
        done = fd >= 0;
        if (done) {
            close(fd);
            unlink(name);
        }
        free(name);
        errno = why;
    }
    return done || cg_fail_machine(error, path, "can't be written: %s", strerror(errno));
}
