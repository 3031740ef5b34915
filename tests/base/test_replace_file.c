#include "base/replace_file.h"

#include "base/err.h"
#include "check.h"

#include <dirent.h>
#include <unistd.h>

#define BYTES(s) ((struct slice){(const uint8_t *)(s), sizeof(s) - 1})

static char dir[] = "/tmp/dateline-replace-XXXXXX";

TEST(the_new_content_is_there_and_nothing_else)
{
    struct err err = {0};
    CHECK(mkdtemp(dir));
    CHECK_EQ(replace_file(dir, "MANIFEST", BYTES("first"), &err), ERR_OK);
    CHECK_EQ(replace_file(dir, "MANIFEST", BYTES("second"), &err), ERR_OK);

    char path[64], text[16] = "";
    snprintf(path, sizeof path, "%s/MANIFEST", dir);
    FILE *f = fopen(path, "r");
    CHECK(f);
    CHECK(fgets(text, sizeof text, f) && strcmp(text, "second") == 0);
    fclose(f);

    int entries = 0;
    DIR *d = opendir(dir);
    CHECK(d);
    while (readdir(d))
        entries++;
    closedir(d);
    CHECK_EQ(entries, 3); /* ".", ".." and the file */
    CHECK_EQ(unlink(path), 0);
    CHECK_EQ(rmdir(dir), 0);
}

TEST(failure_names_the_step_and_the_file)
{
    struct err err = {0};
    CHECK_EQ(replace_file("/no/such", "MANIFEST", BYTES("x"), &err), ERR_IO);
    CHECK(strstr(err.text, "open /no/such"));
    CHECK_EQ(err_wrap(&err, err.code, "commit %d", 7), ERR_IO);
    CHECK(strncmp(err.text, "commit 7: open", 14) == 0);
}

RUN(T(the_new_content_is_there_and_nothing_else),
    T(failure_names_the_step_and_the_file))
