/*
 * command.h - a command of atoll: its words, its options, and what it does.
 *
 * Process: atoll.  There is a table of constants for each family of commands:
 * those without a word before them, "atoll account ..." and "atoll lab ...".
 */
#ifndef ATOLL_ADMIN_COMMAND_H
#define ATOLL_ADMIN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/admin/account/loginname.h"
#include "gateway/base/err.h"

enum status { DONE = 0, FAILED = 1, USAGE = 2 };

/* Who gives a command line: the administrator, whose tool connects to the monitor's socket;
 * or staff of labs, for whom the monitor has opened link already, and who have
 * some of the commands only. */
struct commander {
	bool is_staff;
	int link; /* of staff's */
};

/* What one run was asked for; an option that was not given is NULL, false or
 * as said. */
struct invocation {
	const struct command *command;
	int count; /* of the words after the command's name */
	char **words;
	const char *socket, *config;
	int link; /* of staff's, instead of the socket; -1: the administrator's */
	const struct chan
	    *greeted; /* the same when HELLO was said on it; or NULL */
	bool json, csv, by_step;
	const char *full_name; /* "" without */
	char *groups;	       /* words; "" without */
	const char *key_file, *handout, *host, *title, *image;
	const char *done;	  /* the seat whose hand is lowered */
	const char *since, *file; /* of the log; since also of a report */
	const char *html;	  /* the file of a report */
	bool follow;
	bool once;	     /* a list, and no screen */
	int64_t expires;     /* seconds since the epoch; 0: never */
	bool has_expires;    /* it was said */
	int64_t time_factor; /* percent */
	enum naming naming;
	unsigned per_sheet; /* people, of the handout; 0: one a page */
	unsigned students;  /* of a rehearsal; 0: not said */
	double minutes;
	const char *through;
	bool beside_students;
	bool generate, from_stdin, keep_homes, skip_unknown;
};

struct command {
	const char *name;
	const char *argument; /* what the usage calls its words */
	int least, most;      /* of them */
	const char *options;  /* letters of command_options */
	const char *does;

	/* DONE, FAILED or USAGE; main() shows what is in e. */
	enum status (*run)(const struct invocation *in, struct err *e);

	const struct query *query; /* query.h; for its own run */
};

struct family {
	const char *name; /* "" for the commands without one */
	const char *does; /* what the usage of atoll says of it */
	const struct command *commands;
	size_t count;
};

extern const struct family query_family, account_family, lab_family;

/* The commands of query_family that staff have; one family, made at its first
 * use. */
const struct family *staff_family(void);

/* The first has no name: a word is its command, or another family's name. */
#define FAMILIES 3
extern const struct family *const families[FAMILIES];

#define SOCKET_DEFAULT "/run/atoll/admin.sock"
#define CONFIG_DEFAULT "/etc/atoll/atoll.conf"

/* An option.  The letter is for command.options: but for -s, -c, -f and -n only the
 * name is an option. */
struct command_option {
	const char *name;
	int letter;
	const char *argument; /* what the usage calls it; NULL: it takes none */
	const char *does;
};

#define COMMAND_EVERYWHERE "scHV" /* letters that each command takes, */
#define COMMAND_NOT_STAFF  "sc"	  /* but for staff's */
#define COMMAND_OPTIONS	   32
extern const struct command_option command_options[COMMAND_OPTIONS];

#endif
