/* The power goes out at each system call of a run. On the disk is what was synced: the
 * contents of files and of directories. Names in a directory that was not synced may be
 * there as well, for the system writes when it likes. Whatever of that is left, it is a
 * generation that was committed, and none that was reported is missing. */
#include "writer_scene.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* What was on disk: for each file f<inode> with its contents, for each directory
 * d<inode> with a line for each name. */
static char disk[96];

static void disk_path(char kind, ino_t inode, char out[160])
{
    snprintf(out, 160, "%s/%c%llu", disk, kind, (unsigned long long)inode);
}

static void keep_names(const char *dir, const char *to)
{
    FILE *out = fopen(to, "w");
    DIR *entries = opendir(dir);
    CHECK(out && entries);
    for (struct dirent *e; (e = readdir(entries));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            fprintf(out, "%llu %s\n", (unsigned long long)e->d_ino, e->d_name);
    closedir(entries);
    CHECK_EQ(fclose(out), 0);
}

static void keep_bytes(const char *file, const char *to)
{
    struct bytes_out bytes = {0};
    struct err err = {0};
    CHECK_OK(file_read(file, 1 << 26, &bytes, &err), err);
    FILE *out = fopen(to, "w");
    CHECK(out);
    CHECK_EQ(fwrite(bytes.data, 1, bytes.len, out), bytes.len);
    CHECK_EQ(fclose(out), 0);
    bytes_out_release(&bytes);
}

static void keep(const char *path)
{
    char to[160];
    struct stat st;
    CHECK_EQ(stat(path, &st), 0);
    bool is_dir = S_ISDIR(st.st_mode);
    disk_path(is_dir ? 'd' : 'f', st.st_ino, to);
    if (is_dir)
        keep_names(path, to);
    else
        keep_bytes(path, to);
}

static void keep_synced(int fd)
{
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    CHECK(len > 0);
    path[len] = '\0';
    keep(path);
}

static void keep_all(const char *dir)
{
    char path[512];
    DIR *entries = opendir(dir);
    CHECK(entries);
    keep(dir);
    for (struct dirent *e; (e = readdir(entries));) {
        struct stat st;
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        CHECK_EQ(stat(path, &st), 0);
        if (S_ISDIR(st.st_mode))
            keep_all(path);
        else
            keep(path);
    }
    closedir(entries);
}

/* --- after the power cut --- */

/* Names as they were synced, or as they are. */
static void restore(const char *from, const char *to, bool root_now,
                    bool segments_now)
{
    char names[160], source[512], target[512], name[256];
    unsigned long long inode;
    struct err err = {0};
    struct stat st;
    CHECK_OK(dir_make(to, 0755, &err), err);
    CHECK_EQ(stat(from, &st), 0);
    disk_path('d', st.st_ino, names);
    if (root_now)
        keep_names(from, names);
    FILE *in = fopen(names, "r");
    CHECK(in);
    while (fscanf(in, "%llu %255s", &inode, name) == 2) {
        snprintf(source, sizeof source, "%s/%s", from, name);
        snprintf(target, sizeof target, "%s/%s", to, name);
        if (strcmp(name, "segments") == 0) {
            restore(source, target, segments_now, false);
            continue;
        }
        disk_path('f', (ino_t)inode, source);
        if (access(source, F_OK) == 0) {
            keep_bytes(source, target);
            continue;
        }
        FILE *empty = fopen(target, "w"); /* nothing of it was synced */
        CHECK(empty);
        CHECK_EQ(fclose(empty), 0);
    }
    CHECK_EQ(fclose(in), 0);
}

static void expect_one_of(struct scene *scene, uint64_t at, unsigned names)
{
    struct writer_bed *bed = &scene->bed;
    struct err err = {0};
    uint32_t least = *scene->reported, most = *scene->commits;
    /* The second commit purges: once it is reported, the files are gone for good. */
    char purged[128];
    snprintf(purged, sizeof purged, "%s/segments/s1-0.seg", bed->dir);
    CHECK(least < 2 || access(purged, F_OK) < 0);
    bed_read(bed);
    uint64_t generation = bed->snapshot->info.generation;
    bed_stop_reading(bed);
    CHECK_MSG(generation >= scene->generation + least &&
                  generation <= scene->generation + most,
              "call %llu, names %u: generation %llu", (unsigned long long)at,
              names, (unsigned long long)generation);
    expect_whole(scene, (uint32_t)(generation - scene->generation));
    CHECK_OK(tree_remove(bed->dir, &err), err);
}

/* False when the run came to its end. */
static bool cut_at(struct scene *scene, uint64_t at)
{
    struct err err = {0};
    int status;
    scene_begin(scene);
    CHECK_OK(tree_remove(disk, &err), err);
    CHECK_OK(dir_make(disk, 0755, &err), err);
    keep_all(scene->bed.dir);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        unsigned reported;
        shim_set(scene, SHIM_DIE, 0, at);
        shim.synced = keep_synced;
        _exit(run(scene, &reported, &err) ? 1 : 0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SHIM_EXIT);
    shim.synced = NULL;
    uint32_t commits = *scene->commits;
    char dir[64];
    strcpy(dir, scene->bed.dir);
    /* The segments' names first: the root's, as they are, are kept for good. */
    for (unsigned names = 0; names < 4; names++) {
        snprintf(scene->bed.dir, sizeof scene->bed.dir, "%.40s.left", dir);
        char kept[128];
        snprintf(kept, sizeof kept, "%s.kept", disk);
        CHECK_OK(tree_remove(kept, &err), err);
        CHECK_OK(dir_copy(disk, kept, &err), err);
        restore(dir, scene->bed.dir, names & 2, names & 1);
        *scene->commits = commits;
        expect_one_of(scene, at, names);
        CHECK_OK(tree_remove(disk, &err), err);
        CHECK_EQ(rename(kept, disk), 0);
    }
    strcpy(scene->bed.dir, dir);
    return WEXITSTATUS(status) == SHIM_EXIT;
}

static void cut_at_each(size_t memory_bytes, uint64_t stride)
{
    static struct scene scene;
    struct err err = {0};
    uint64_t at = 0;
    scene_open(&scene, memory_bytes);
    snprintf(disk, sizeof disk, "%s.disk", scene.bed.dir);
    while (cut_at(&scene, at))
        at += stride;
    CHECK(at > 100);
    CHECK_OK(tree_remove(disk, &err), err);
    scene_close(&scene);
}

TEST(the_power_goes_out_at_each_call)
{
    cut_at_each(0, 1);
}

TEST(the_power_goes_out_with_many_segments)
{
    cut_at_each(1, 11);
}

RUN(T(the_power_goes_out_at_each_call),
    T(the_power_goes_out_with_many_segments))
