/* log.h - one line an event on stderr: "2025-08-20T10:00:00.123Z info listening
 * socket=/run/..."; safe from any thread. A line is one write, so that lines never
 * mix. Control characters in it are escaped. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

void log_set_level(enum log_level least);
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level,
                                                    const char *fmt, ...);

#endif
