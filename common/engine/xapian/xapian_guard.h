// xapian_guard.h - where exceptions end.
//
// No exception may unwind through C. Every function that C can call (the engine's
// table, the lexicon's and the article view's) is one guarded() call and nothing
// else. Inside, a C function's error code travels as `stopped`.
#ifndef ENGINE_XAPIAN_XAPIAN_GUARD_H
#define ENGINE_XAPIAN_XAPIAN_GUARD_H

#include "engine/xapian/c_headers.h"

#include <new>
#include <stdexcept>
#include <xapian.h>

namespace dateline
{

// An error whose text is in the caller's `struct err` already.
struct stopped {
    int code;
};

inline void need(int rc)
{
    if (rc)
        throw stopped{rc};
}

// In a catch block: a code and a text for whatever was thrown.
inline int current_exception_to_err(struct err *err, const char *doing) noexcept
{
    try {
        throw;
    } catch (const stopped &e) {
        return e.code;
    } catch (const Xapian::DatabaseCorruptError &e) {
        return err_set(err, ERR_CORRUPT, "xapian %s: %s", doing,
                       e.get_msg().c_str());
    } catch (const Xapian::DatabaseVersionError &e) {
        return err_set(err, ERR_CORRUPT, "xapian %s: %s", doing,
                       e.get_msg().c_str());
    } catch (const Xapian::DocNotFoundError &e) {
        return err_set(err, ERR_NOTFOUND, "xapian %s: %s", doing,
                       e.get_msg().c_str());
    } catch (const Xapian::InvalidArgumentError &e) {
        return err_set(err, ERR_INVALID, "xapian %s: %s", doing,
                       e.get_msg().c_str());
    } catch (const Xapian::Error &e) { // its text may be long; ours ends it
        return err_set(err, ERR_IO, "xapian %s: %s %s", doing,
                       e.get_msg().c_str(),
                       e.get_error_string() ? e.get_error_string() : "");
    } catch (const std::bad_alloc &) {
        return err_set(err, ERR_NOMEM, "xapian %s: out of memory", doing);
    } catch (const std::length_error &) {
        return err_set(err, ERR_NOMEM, "xapian %s: out of memory", doing);
    } catch (const std::exception &e) {
        return err_set(err, ERR_IO, "xapian %s: %s", doing, e.what());
    } catch (...) {
        return err_set(err, ERR_IO, "xapian %s: unknown exception", doing);
    }
}

template <typename Body>
int guarded(struct err *err, const char *doing, Body body) noexcept
{
    try {
        body();
        return ERR_OK;
    } catch (...) {
        return current_exception_to_err(err, doing);
    }
}

} // namespace dateline

#endif
