/* log_level.h - how much a line of the log matters, see log.h. */
#ifndef ATOLL_BASE_LOG_LEVEL_H
#define ATOLL_BASE_LOG_LEVEL_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

#endif
