/* Any file as a container: its sums are made right, then it is opened and read from end
 * to end. */
#include "segment_input.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_sections(const struct segment_file *file)
{
    struct err err = {0};
    for (int i = 0; i < SECTION_COUNT; i++) {
        uint64_t len = section_length(file, (enum section_id)i);
        struct slice bytes;
        int rc = section_bytes(file, (enum section_id)i, 0, len, &bytes, &err);
        demand(rc == ERR_OK || err.text[0], "an error without a sentence");
        unsigned sum = 0;
        for (size_t at = 0; rc == ERR_OK && at < bytes.len; at++)
            sum += bytes.data[at];
        demand(sum < UINT32_MAX, "every byte can be read");
        demand(section_bytes(file, (enum section_id)i, len, 1, &bytes, &err) ==
                   ERR_CORRUPT,
               "a byte behind a section");
        demand(section_bytes(file, (enum section_id)i, UINT64_MAX, 2, &bytes,
                             &err) == ERR_CORRUPT,
               "an offset that wraps");
    }
}

static void open_it(const struct bytes_out *bytes)
{
    struct memory_file memory;
    struct segment_file *file;
    struct err err = {0};
    memory_file_open(&memory, bytes);
    int rc = segment_file_open(memory.path, &file, &err);
    if (rc == ERR_OK) {
        read_sections(file);
        (void)segment_file_check(file, NULL, NULL, &err);
        segment_file_close(file);
    } else {
        demand(rc == ERR_CORRUPT || rc == ERR_MISMATCH, err_name(rc));
        demand(strstr(err.text, memory.path) != NULL, err.text);
    }
    close(memory.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes_out bytes = {0};
    put_raw(&bytes, data, size);
    if (bytes.len && !bytes.failed) {
        open_it(&bytes);
        if (segment_input_sum(&bytes))
            open_it(&bytes);
    }
    bytes_out_release(&bytes);
    return 0;
}
