/* Runs a fuzz target over the kept inputs, each in a buffer of exactly its size, so
 * that the address sanitizer sees one byte too many. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        if (file)
            fclose(file);
        return -1;
    }
    long size = ftell(file);
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    rewind(file);
    int rc = -1;
    if (size < 0 || !data ||
        fread(data, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
    } else {
        rc = LLVMFuzzerTestOneInput(data, (size_t)size);
    }
    free(data);
    fclose(file);
    return rc;
}

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    struct dirent **entry;
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    int count = scandir(argv[1], &entry, is_input, alphasort), failed = 0;
    if (count < 0) {
        perror(argv[1]);
        return 2;
    }
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], entry[i]->d_name);
        failed += run_file(path) != 0;
        free(entry[i]);
    }
    free(entry);
    printf("%d inputs, %d failed\n", count, failed);
    return count == 0 || failed > 0;
}
