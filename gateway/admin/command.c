/* command.c - the families of commands, and every option that one may have. */
#include "gateway/admin/command.h"

#include "gateway/admin/account/handout_pages.h"

#define TEXT_OF(number)	 TEXT_OF_(number)
#define TEXT_OF_(number) #number

const struct family *const families[FAMILIES] = { &query_family,
	&account_family, &lab_family };

/* In the order in which the usage shows them. */
const struct command_option command_options[COMMAND_OPTIONS] = {
	{ "socket", 's', "SOCKET", "the monitor's; " SOCKET_DEFAULT },
	{ "config", 'c', "FILE", "the site's; " CONFIG_DEFAULT },
	{ "json", 'J', NULL, "print JSON, for scripts" },
	{ "csv", 'C', NULL, "print CSV, for spreadsheets" },
	{ "steps", 'P', NULL, "a column for each step of the check" },
	{ "full-name", 'F', "TEXT", "the student's name" },
	{ "groups", 'g', "GROUP,GROUP", "for each account" },
	{ "key", 'k', "FILE", "a public key; - is stdin" },
	{ "stdin", 'S', NULL, "read the password from stdin" },
	{ "generate", 'G', NULL, "make up a password and print it" },
	{ "expires", 'x', "WHEN", "2026-12-31, 30d or never" },
	{ "time-factor", 'T', "FACTOR", "multiplies time limits, as 1.5" },
	{ "handout", 'h', "FILE.html|FILE.txt",
	    "write a card for each student" },
	{ "host", 'o', "HOST[:PORT]",
	    "to connect to: for cards, and clients elsewhere" },
	{ "title", 't', "TEXT", "what is above each card" },
	{ "per-sheet", 'p', "N",
	    "cards on a sheet, up to " TEXT_OF(PER_SHEET_MAX) },
	{ "names", 'm', "email|lower", "how to make legal names of others" },
	{ "skip-unknown", 'u', NULL, "ignore columns that are not known" },
	{ "keep-homes", 'K', NULL, "leave the account's homes" },
	{ "image", 'i', "IMAGE", "the lab's; else an example" },
	{ "done", 'D', "SEAT", "lower its hand; the student is told" },
	{ "follow", 'f', NULL, "-f: go on with what comes, until Ctrl-C" },
	{ "since", 'W', "TIME", "not what is older: 20m, 2h, 2026-12-31" },
	{ "file", 'L', "FILE", "the log, where there is no journal" },
	{ "html", 'A', "FILE", "a report to be read or printed; - is stdout" },
	{ "students", 'n', "N", "-n: so many come to a rehearsal" },
	{ "minutes", 'M', "MINUTES", "that it takes; 10" },
	{ "through", 'R', "COMMAND", "runs its clients on another machine" },
	{ "beside-students", 'B', NULL, "also while students are there" },
	{ "once", 'O', NULL, "a list, and not the screen" },
	{ "help", 'H', NULL, "print this" },
	{ "version", 'V', NULL, "print the version" },
};
