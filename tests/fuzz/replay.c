/* Runs a fuzz target over every seed in a folder: one TAP line a seed. An empty folder fails. */
#include "fuzz.h"

#include <chalkgrad/file.h>

#include <dirent.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        printf("Bail out! no folder of seeds\n");
        return 1;
    }
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        struct cg_arena arena;
        struct cg_error error;
        size_t size;
        cg_arena_init(&arena);
        char *path = cg_format(&arena, "%s/%s", argv[1], entry->d_name);
        char *data = cg_read_file(&arena, path, 4 << 20, &size, &error);
        if (data)
            LLVMFuzzerTestOneInput((const uint8_t *)data, size);
        printf("%sok %d - %s\n", data ? "" : "not ", ++count, entry->d_name);
        cg_arena_finish(&arena);
    }
    closedir(folder);
    if (!count)
        printf("not ok 1 - there are no seeds\n");
    printf("1..%d\n", count ? count : 1);
    return !count;
}
