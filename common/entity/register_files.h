/* register_files.h - registers in files: those that somebody names, or those that come
 * with dateline.
 */
#ifndef ENTITY_REGISTER_FILES_H
#define ENTITY_REGISTER_FILES_H

#include "entity/register.h"

/* Texts of files. Release with register_texts_release(). */
struct register_texts {
    struct register_text *text;
    size_t count;
    struct arena arena;
};

/* The file, or all *.tsv of the folder in order of their names. ERR_NOTFOUND, ERR_IO,
 * ERR_LIMIT, ERR_NOMEM. Start with zeros; later ones come behind. */
int register_texts_add(struct register_texts *texts, const char *path,
                       struct err *err);
void register_texts_release(struct register_texts *texts);

/* Where the register that comes with dateline is: ../share/dateline/register beside the
 * folder of this program, built or installed. ERR_NOTFOUND, ERR_IO. */
enum { REGISTER_PATH_SIZE = 4096 };
int register_shipped(char out[REGISTER_PATH_SIZE], struct err *err);

#endif
