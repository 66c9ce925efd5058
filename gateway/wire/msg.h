/*
 * msg.h - the messages of messages.def as structs, and their encoding.
 *
 * Field types (in the struct, and what a decoder insists on):
 *	u32, u64   fixed-width integers
 *	name	   char[NAME_SIZE]: empty, or is_name()
 *	text	   up to 511 bytes without NUL; may hold anything a peer likes,
 *		   so whoever shows it escapes it
 *	secret	   as text, of the size below
 *	line, command: as text, of the sizes below, not in the struct; a
 *		   longer one is cut when it is sent
 *	path	   as those, but a longer one is not sent at all: what is cut
 *		   off names another file
 *	ids	   up to 32 group ids or other numbers
 *	numbers	   up to 36 numbers of 64 bits
 *	strings	   up to 64 texts, 16 KiB in all, for argv and environment, not in
 *		   the struct
 *
 * What is not in the struct it only points to: to the sender's memory when it is
 * sent (NULL is an empty text), and to the receiver's buffer when it was decoded
 * (never NULL), so that a message is small enough for a stack.  msg_keep.h copies
 * those texts for whoever needs them for longer.
 *
 * Nothing here allocates or blocks.
 */
#ifndef ATOLL_WIRE_MSG_H
#define ATOLL_WIRE_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gateway/base/err.h"
#include "gateway/base/name.h"
#include "gateway/wire/buf.h"

#define TEXT_SIZE    512
#define PATH_SIZE    1024
#define LINE_SIZE    8192
#define SECRET_SIZE  1025
#define COMMAND_SIZE 131072 /* MAX_ARG_STRLEN of execve(2) */
#define IDS_MAX	     32
#define NUMBERS_MAX  40
#define STRINGS_MAX  64
#define STRINGS_SIZE 16384
#define MSG_FDS_MAX  4
#define MSG_WIRE_MAX (COMMAND_SIZE + STRINGS_SIZE + 4096)

enum role {
	MONITOR,
	BUILDER,
	LOADER,
	ZYGOTE,
	SESSION,
	INIT,
	ADMIN,
	KEYS, /* the process of keys_command */
	SUPERVISOR,
	STAFF,	   /* atoll-staff */
	RECORDER,  /* atoll-recorder */
	SIGNER,	   /* atoll-signer */
	WEB,	   /* atoll-web */
	NET,	   /* atoll-net */
	COLLECTOR, /* atoll-collector */
	NAMES,	   /* atoll-names */
	PUBLISH,   /* atoll-publish */
	BROWSER,   /* atoll-browser */
	ANY,	   /* only in messages.def */
};

/* What the builder starts for the monitor, beside sandboxes. */
enum jailed_program {
	JAILED_ZYGOTE,
	JAILED_STAFF,
	JAILED_RECORDER,
	JAILED_SIGNER,
	JAILED_WEB,
	JAILED_COLLECTOR,
	JAILED_PUBLISH,
	JAILED_BROWSER
};

/* Without libssh's objects at link time the session process signs and verifies
 * by itself, with the host keys in it: see the Makefile. */
#ifdef SHARED_LIBSSH
#define HAS_SIGNER false
#else
#define HAS_SIGNER true
#endif

/* Host keys, of today and of later, in all. */
#define HOST_KEYS_MAX 8

/* Whether a lab's terminals are recorded: no, or yes; and what follows where that
 * cannot be: the terminal goes on, or it ends.  The values are on the wire. */
enum record { RECORD_NO, RECORD_TRY, RECORD_REQUIRED };

/* What becomes of a seat's work when its time is over: it ends with the sandbox, or
 * is checked and kept before. */
enum close { CLOSE_END, CLOSE_COLLECT };

/* Who may see what a seat publishes: its student; staff of the lab as well; everybody
 * who has the address. */
enum publish_to { PUBLISH_TO_STUDENT, PUBLISH_TO_STAFF, PUBLISH_TO_EVERYONE };

/* Why somebody does not see it; the values are on the wire. */
enum publish_refusal {
	PUBLISH_UNSEEN, /* there is no such thing, or not for whoever asks */
	PUBLISH_SILENT, /* nobody listens on its port */
	PUBLISH_BUSY,	/* this is no time to ask */
	PUBLISH_REFUSALS
};

/* The limits that a student is told about; the values are on the wire. */
enum limit {
	LIMIT_MEMORY,
	LIMIT_PIDS,
	LIMIT_DISK,
	LIMIT_INODES,
	LIMIT_HOME_DISK,
	LIMIT_HOME_INODES,
	LIMIT_COUNT
};

/* What a sandbox that is restrained may still do: all; next to nothing of the
 * processor; nothing, until it is thawed.  The values are on the wire. */
enum restraint {
	RESTRAINT_NONE,
	RESTRAINT_SLOWED,
	RESTRAINT_FROZEN,
	RESTRAINTS
};
#define SLOWED_PERCENT 5 /* of one processor */

/* What its student reads who wants in. */
#define FROZEN_SAYS                                                            \
	"your sandbox is frozen: nothing in it is lost; ask your instructor,"  \
	" who can have it go on or end it"

/* Whom a NOTICE is for: every channel; terminals only, and not the stderr of a
 * command; every channel, since the sandbox is frozen, or goes on.  The values are on
 * the wire; sessions of before know of two, and show the others on terminals. */
enum notice_kind { NOTICE_ALL, NOTICE_PEOPLE, NOTICE_FROZEN, NOTICE_THAWED };

/* Where the writable layer of a sandbox lies: a tmpfs, or state_dir. */
enum storage { STORAGE_MEMORY, STORAGE_DISK };

/* What a sandbox reaches: a loopback of its own, and nothing else; or the outside,
 * as far as egress of its lab says.  The values are on the wire. */
enum lab_network { NETWORK_NONE, NETWORK_INTERNET, NETWORK_LAB };

/* Of a seat, the first included. */
#define MACHINES_MAX 8

/* What the seccomp program allows: SECCOMP_DEBUG ptrace(2) and its kin too. */
enum seccomp_profile { SECCOMP_DEFAULT, SECCOMP_DEBUG };

/* Whom /proc/meminfo and its kin tell of: the host, or the sandbox itself. */
enum procfs { PROCFS_HOST, PROCFS_SANDBOX };

/* Whether sandboxes run under their AppArmor profile: where it is loaded, or no
 * sandbox starts; or without in any case.  A lab may say what its site says. */
enum apparmor {
	APPARMOR_TRY,
	APPARMOR_REQUIRED,
	APPARMOR_OFF,
	APPARMOR_AS_SITE
};

/* What lines of the log look like. */
enum log_look { LOG_AS_TEXT, LOG_AS_JSON };

/* Whose home a sandbox has: its own, the account's or the seat's. */
enum home_kind { HOME_FRESH, HOME_ACCOUNT, HOME_SEAT, HOME_KINDS };

/* login_grace is so many times as long for who makes an account. */
#define NEWCOMER_TIMES 4

/* What SPAWN starts: the lab's command, a command of the student's by the
 * user's shell, or the image's sftp-server. */
enum spawn_kind { SPAWN_SHELL, SPAWN_EXEC, SPAWN_SFTP, SPAWN_KINDS };

/* What SPAWN of a shell on a pty may be answered with: a shell that goes with its
 * channel, or a terminal that stays, one that waits before a new one. */
enum spawn_keep { KEEP_NONE, KEEP_TERMINAL };

/* In the place of a terminal's number: the one that was left last, before a new
 * one; or a new one in any case. */
#define TERMINAL_LAST 0
#define TERMINAL_NEW  UINT32_MAX

/* What is told of a terminal: somebody is at it; it waits for its student; its
 * program ended while nobody was there. */
enum terminal_told { TOLD_ATTACHED, TOLD_WAITING, TOLD_ENDED, TOLD_COUNT };
#define TERMINAL_ROWS_MAX 64

/* What became of CHECK_START: it runs; the student has done nothing since the last
 * one; another check runs, or the student's own took its place; it failed. */
enum check_state { CHECK_BEGUN, CHECK_IDLE, CHECK_BUSY, CHECK_FAILED };

/* A lab's own programs, which root of the sandbox runs; on the wire, too.
 * PROGRAM_STEPS is a bundle of them, see steps.h. */
enum lab_program { PROGRAM_SETUP, PROGRAM_CHECK, PROGRAM_STEPS, PROGRAMS };
#define PROGRAM_SECONDS_MAX 3600
#define PROGRAM_SIZE_MAX    (4 << 20)

/* To UPGRADE_PREPARE: the next UPGRADE does it; something is under way that ends
 * soon; or not, for a reason that stays. */
enum upgrade_answer { UPGRADE_READY, UPGRADE_BUSY, UPGRADE_REFUSED };

/* What a monitor that starts after a crash finds open; the values are on the wire.
 * KEPT_BUILDER is the supervisor's own link, which is kept for it; what the next
 * monitor gets is a new one. */
enum kept_kind {
	KEPT_LISTENER,
	KEPT_CONTROL,
	KEPT_BUILDER,
	KEPT_WEB,     /* a listener of atoll-web's, */
	KEPT_PUBLISH, /* and of atoll-publish's */
	KEPT_KINDS
};
#define KEPT_MAX 512 /* descriptors */

/* What a monitor tells of itself; on the wire, too.  TOLD_JSON: its lines of the log are
 * objects.  A supervisor of a build that does not know that goes on with text. */
enum told_phase { TOLD_SERVING, TOLD_STOPPING, TOLD_JSON };

/* Bytes of what staff say at once, as it is shown: with who says it, it is a text. */
#define SAY_BYTES 400

/* What staff name in a login, in the place of a lab, to be told links to walls; a lab of
 * that name is a lab like any other. */
#define WALL_LAB "wall"

#define WALL_TILES_MAX 512 /* terminals, on all walls together */

/* What a student wants of the own hand; on the wire. */
enum hand_wish { HAND_ASK, HAND_RAISE, HAND_LOWER };

/* What is wanted of the room's screen; on the wire. */
enum stage_wish { STAGE_LOOK, STAGE_ON, STAGE_OFF };

#define HAND_SIZE 201 /* of its text as it is shown, with its NUL */

/* What a lab lets a client forward; the bits are on the wire. */
enum forwarding {
	FORWARDING_LOCAL = 1,  /* ports of the sandbox, to the client */
	FORWARDING_REMOTE = 2, /* the client's ports, into the sandbox */
	FORWARDING_AGENT = 4,  /* the client's agent, into the sandbox */
};

/* What students may do by themselves; on the wire, and as bits of the option. */
enum self_service {
	SELF_PASSWD,
	SELF_KEY,
	SELF_EXPORT,
	SELF_BROWSER,
	SELF_SERVICES
};

/* What ACCOUNT_CHANGE changes; the values are on the wire.  value is a hash, a
 * key, a key or its number from 1, words; number is seconds, to remove 1 when its
 * homes stay, and to restore -1 for the time that it had. */
enum account_change {
	ACCOUNT_PASSWORD,
	ACCOUNT_KEY_ADD,
	ACCOUNT_KEY_REMOVE,
	ACCOUNT_GROUPS,
	ACCOUNT_LOCK,
	ACCOUNT_UNLOCK,
	ACCOUNT_EXPIRE,
	ACCOUNT_REMOVE,
	ACCOUNT_RESTORE,
	ACCOUNT_TIME_FACTOR,
	ACCOUNT_CHANGES
};

struct ids {
	uint32_t count;
	uint32_t id[IDS_MAX];
};

struct numbers {
	uint32_t count;
	uint64_t at[NUMBERS_MAX];
};

/* count texts, each with its NUL, one after the other in data[0..used).  Who adds
 * some gives data room for size bytes; those of a message that was received have
 * no room. */
struct strings {
	uint32_t count;
	uint32_t used;
	uint32_t size;
	char *data; /* not owned */
};

/* The kinds of messages.def: what a row's number on the wire is, when it is
 * written by hand. */
#define INTERNAL    0
#define LASTING(n)  (n)
#define LASTING_MAX 0xffffu /* above are internal ones, in the list's order */

enum msg_type {
	MSG_NONE,
#define MESSAGE(ENUM, name, kind, from, to, fds, ...) MSG_##ENUM,
#include "gateway/wire/messages.def"
#undef MESSAGE
	MSG_COUNT
};

#define DECLARE_u32(f)	   uint32_t f;
#define DECLARE_u64(f)	   uint64_t f;
#define DECLARE_name(f)	   char f[NAME_SIZE];
#define DECLARE_text(f)	   char f[TEXT_SIZE];
#define DECLARE_path(f)	   const char *f;
#define DECLARE_line(f)	   const char *f;
#define DECLARE_secret(f)  char f[SECRET_SIZE];
#define DECLARE_command(f) const char *f;
#define DECLARE_ids(f)	   struct ids f;
#define DECLARE_numbers(f) struct numbers f;
#define DECLARE_strings(f) struct strings f;

#define FIELD(type, f) DECLARE_##type(f)
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	struct msg_##name {                                                    \
		__VA_ARGS__                                                    \
	};
#include "gateway/wire/messages.def"
#undef MESSAGE
#undef FIELD

/*
 * One message: the envelope, and one of the bodies.  The descriptors belong to
 * whoever holds the struct: chan_recv() fills them in, msg_close() closes what
 * was not taken with take_fd().  MSG_NEW() begins one, and clears no more than
 * the body that is used.
 */
struct msg {
	enum msg_type type;
	uint32_t serial;     /* of the request that this is or answers, or 0 */
	int fd[MSG_FDS_MAX]; /* -1 where there is none */
	union {
#define MESSAGE(ENUM, name, kind, from, to, fds, ...) struct msg_##name name;
#include "gateway/wire/messages.def"
#undef MESSAGE
	};
};

_Static_assert(sizeof(struct msg) <= 4096, "a message fits in a page");

/* Begin a message: its type, no serial, no descriptors, fields all zero. */
#define MSG_NEW(m, ENUM, name)                                                 \
	do {                                                                   \
		(m)->type = MSG_##ENUM;                                        \
		(m)->serial = 0;                                               \
		memset((m)->fd, 0xff, sizeof((m)->fd)); /* -1 */               \
		memset(&(m)->name, 0, sizeof((m)->name));                      \
	} while (0)

const char *msg_name(enum msg_type type);

/* What a log calls a process of that role. */
const char *role_name(enum role role);
unsigned msg_fds(enum msg_type type);

/* What a type is on the wire. */
uint32_t msg_number(enum msg_type type);

/* True for a message of a lasting link: a build that is not ours may say it. */
bool msg_lasts(enum msg_type type);

/* True when messages.def lets this role send that type to that one. */
bool msg_is_allowed(enum msg_type type, enum role from, enum role to);

/* Write type, serial and fields.  -1: a field does not fit or is not what its type
 * says, which is the caller's bug or a text that it should have checked. */
int msg_encode(const struct msg *m, struct buf *b, struct err *e);

/*
 * Read one whole message into m (descriptors are left alone), whose long texts lie
 * in b's bytes then; those are changed, so that it can be done once.  -1: malformed, or
 * with e->code ENOMSG of a type that is not listed and has the number of one of a
 * lasting link, so that a newer build may know it; m must not be used then.
 *
 * A message of a lasting link may be that of another build: fields that it ends
 * before are zero, and what follows those listed is left out.
 */
int msg_decode(struct msg *m, struct buf *b, struct err *e);

/* Close the descriptors that are still in m. */
void msg_close(struct msg *m);

/* Copy a text that may be too long, cut at a byte. */
void text_copy(char *to, size_t size, const char *from);

/* An empty list with room for size bytes, STRINGS_SIZE at most. */
struct strings strings_in(char *room, size_t size);

/* Add one text to the list; false when it is full. */
bool strings_add(struct strings *s, const char *text);

/* The text after prev, the first for NULL, NULL at the end. */
const char *strings_next(const struct strings *s, const char *prev);

#endif
