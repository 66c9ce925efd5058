/*
 * queries.h - the commands that have no word before them: what the table of
 * queries.c names, by the files that hold it.
 *
 * Process: atoll, atoll-staff.
 */
#ifndef ATOLL_ADMIN_QUERIES_H
#define ATOLL_ADMIN_QUERIES_H

#include "gateway/admin/query.h"

/* seat_commands.c */
extern const struct query ls_query, terminals_query, why_query, wall_query,
    published_query, kill_query, freeze_query, thaw_query, extend_query;
enum status seat_extend(const struct invocation *in, struct err *e);

/* speaking.c */
extern const struct query say_query, hands_query;
enum status speaking_say(const struct invocation *in, struct err *e);
enum status speaking_hands(const struct invocation *in, struct err *e);

/* result_commands.c */
extern const struct query results_query;
enum status results_run(const struct invocation *in, struct err *e);

/* stuck.c */
extern const struct query stuck_query;

/* collected.c */
extern const struct query collected_query;

/* site_commands.c.  check-host needs no gateway: it is for hosts on which atolld
 * does not start, too. */
extern const struct query status_query, reload_query, drain_query,
    upgrade_query;
enum status site_upgrade(const struct invocation *in, struct err *e);
enum status site_check(const struct invocation *in, struct err *e);

/* home_commands.c */
extern const struct query homes_query, home_remove_query;

#endif
