/* queries.c - the table of the commands that have no word before them. */
#include "gateway/admin/queries.h"

#include <limits.h>
#include <string.h>

#include "gateway/admin/follow/follow.h"
#include "gateway/admin/rehearse/rehearse.h"
#include "gateway/admin/replay/replay.h"
#include "gateway/admin/report/report.h"
#include "gateway/admin/top/top.h"
#include "gateway/admin/watch/watch.h"
#include "gateway/base/array.h"

/* In the order of the usage. */
static const struct command commands[] = {
	{ "status", "", 0, 0, "J", "how the gateway is", query_run,
	    &status_query },
	{ "ls", "[LAB]", 0, 1, "J", "the seats and what they use", query_run,
	    &ls_query },
	{ "terminals", "SEAT", 1, 1, "J", "the terminals of a seat", query_run,
	    &terminals_query },
	{ "why", "SEAT", 1, 1, "J",
	    "what a seat was refused on its network, and why", query_run,
	    &why_query },
	{ "top", "[LAB]", 0, 1, "O",
	    "seats and what they take, live; keys to watch and help", top_run,
	    NULL },
	{ "watch", "SEAT[#N]", 1, 1, "", "show a terminal of a seat, live",
	    watch_run, NULL },
	{ "join", "SEAT[#N]", 1, 1, "", "the same, and type in it", watch_join,
	    NULL },
	{ "wall", "[LAB]", 0, 1, "J",
	    "a link to all terminals of a lab in a browser; good once",
	    query_run, &wall_query },
	{ "published", "SEAT", 1, 1, "J",
	    "links to what a seat publishes, for a browser; good once",
	    query_run, &published_query },
	{ "kill", "SEAT", 1, 1, "J",
	    "end a seat's sandbox (SEAT is account+lab)", query_run,
	    &kill_query },
	{ "freeze", "SEAT", 1, 1, "J",
	    "stop a seat's processes where they are; thaw lets them go on",
	    query_run, &freeze_query },
	{ "thaw", "SEAT", 1, 1, "J",
	    "let a seat that was slowed or frozen go on as before", query_run,
	    &thaw_query },
	{ "extend", "SEAT|LAB TIME", 2, 2, "J",
	    "give a seat, or a lab's seats, TIME more (20m)", seat_extend,
	    &extend_query },
	{ "say", "all|LAB|SEAT TEXT...", 2, INT_MAX, "J",
	    "a line on their terminals; TEXT - is stdin", speaking_say,
	    &say_query },
	{ "hands", "[LAB]", 0, 1, "JCD",
	    "who asks for help, since when, and what stands there",
	    speaking_hands, &hands_query },
	{ "reload", "", 0, 0, "J",
	    "load the configuration anew, all or nothing", query_run,
	    &reload_query },
	{ "drain", "[TIME|off]", 0, 1, "J",
	    "no new seats; end when the last left, or after TIME", query_run,
	    &drain_query },
	{ "upgrade", "[TIME]", 0, 1, "J",
	    "have the installed programs take over, with all sandboxes",
	    site_upgrade, &upgrade_query },
	{ "homes", "", 0, 0, "J", "the homes that are kept", query_run,
	    &homes_query },
	{ "home-remove", "HOME", 1, 1, "J",
	    "remove account+lab, or all of an account", query_run,
	    &home_remove_query },
	{ "results", "LAB", 1, 1, "JCP", "what the checks of a lab came to",
	    results_run, &results_query },
	{ "stuck", "[LAB]", 0, 1, "JC",
	    "who is there and gained no points, the longest first", query_run,
	    &stuck_query },
	{ "collected", "[LAB]", 0, 1, "JC",
	    "work that was collected when its time was over", query_run,
	    &collected_query },
	{ "report", "LAB", 1, 1, "JWA",
	    "who came, limits met, refusals, and what to set next time",
	    report_run, NULL },
	{ "recordings", "[LAB]", 0, 1, "JC",
	    "what was recorded of terminals, the newest last", query_run,
	    &recordings_query },
	{ "replay", "NAME|SEAT|FILE", 1, 1, "",
	    "play a recording; into a file or pipe, copy it", replay_run,
	    NULL },
	{ "log", "ACCOUNT|SEAT", 1, 1, "fWL", "what the log has of a student",
	    follow_run, NULL },
	{ "rehearse", "LAB", 1, 1, "JnMRoB",
	    "have a class of -n N clients come, and say how it went",
	    rehearse_run, NULL },
	{ "check-host", "", 0, 0, "J",
	    "what this host can hold, and what it lacks", site_check, NULL },
};

const struct family query_family = { "", "", commands, COUNT_OF(commands) };

const struct family *
staff_family(void)
{
	static const char *const names[] = { "ls", "top", "terminals", "why",
		"watch", "join", "wall", "published", "kill", "freeze", "thaw",
		"extend", "say", "hands", "results", "stuck", "collected",
		"report", "recordings", "replay" };
	static struct command of_staff[COUNT_OF(names)];
	static struct family staff = { "", "", of_staff, 0 };

	if (staff.count > 0)
		return &staff;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		for (size_t k = 0; k < COUNT_OF(names); k++) {
			if (strcmp(commands[i].name, names[k]) == 0)
				of_staff[staff.count++] = commands[i];
		}
	}
	return &staff;
}
