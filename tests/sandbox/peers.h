/*
 * peers.h - a played monitor, loader and session for atoll-builder and atoll-init.
 *
 * What fails ends the test (cmocka), or the program where there is none.
 */
#ifndef ATOLL_TESTS_SANDBOX_PEERS_H
#define ATOLL_TESTS_SANDBOX_PEERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "gateway/wire/chan.h"

#define PATIENCE_S 20 /* how long the driver waits for a message */

struct fixture {
	char dir[64]; /* rootfs, run, and what the lab mounts */
	pid_t builder;
	struct chan chan; /* to the builder */
	uint32_t sandbox; /* last number given */
	uint32_t ready;	  /* as WARM_COUNT last said */
	struct msg in, out;
};

/* One for all tests: a builder is started once, as in life. */
struct fixture *the(void **state);
struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);

/* --- the loader: which plans it tells is the word in file --- */

int play_loader(const char *file);

/* With -t: what it finds wrong. */
int play_check(const char *file);

/* --- the monitor --- */

void start_builder(struct fixture *f, const char *word);

/* The next message, which must come; it is in f->in.  WARM_COUNT is noted and
 * passed over. */
enum msg_type next(struct fixture *f);

/* The plans are those of word from now on; and have them loaded, LOADED or
 * LOAD_FAILED; both at once. */
void configure(struct fixture *f, const char *word);
enum msg_type load_again(struct fixture *f);
enum msg_type load(struct fixture *f, const char *word);

/* So many sandboxes stand ready, or will in a moment; nothing else is to come
 * meanwhile. */
void await_ready(struct fixture *f, uint32_t count);

/* Ask for a sandbox of the lab; its number. */
uint32_t ask_build(struct fixture *f, const char *lab);
uint32_t ask_build_for(struct fixture *f, const char *account, const char *lab);

/* A sandbox of the lab, by its lifeline, for the caller to close. */
int build(struct fixture *f, const char *lab);
void ask_demolish(struct fixture *f, uint32_t sandbox);

/* Skips LIMIT_HIT, which a test may have left unread. */
void demolish(struct fixture *f, uint32_t sandbox);

void drain(struct fixture *f, bool is_on);

/* The children of the builder with that name; how many there are. */
size_t children_named(const struct fixture *f, const char *name, pid_t found[],
    size_t size);

/* How many groups of sandboxes there are, in all hierarchies. */
int count_groups(const struct fixture *f);

/* Wait for so many processes that were made ahead, see spare.h. */
#define SPARES_MAX 8
size_t await_spares(const struct fixture *f, size_t count,
    pid_t found[SPARES_MAX]);

/* Have them ended, and no other come before the next sandbox. */
void end_spares(struct fixture *f);

/* --- the session --- */

/* What a command printed, and how it ended. */
struct result {
	char text[16384];
	char reason[TEXT_SIZE]; /* of SPAWN_FAILED */
	uint32_t status, signal;
};

/* A link of a session to the init behind that lifeline. */
struct chan introduce(struct fixture *f, int init);
void ask_spawn(struct fixture *f, const struct chan *c, enum spawn_kind kind,
    bool pty, const char *command);

/* Read until the other end is closed; a pty says EIO then. */
void read_all(int fd, struct result *r);
void await_exit(struct fixture *f, const struct chan *c, struct result *r);

/* A command of the student's: its output, stderr after stdout.  The result is
 * the next call's too. */
struct result *run(struct fixture *f, const struct chan *c,
    const char *command);

/* The same in a fresh sandbox of a lab. */
struct result *run_in(struct fixture *f, const char *lab, const char *command);

/* --- all of them --- */

/* Send m and close its descriptors. */
void say(const struct chan *c, struct msg *m);

/* Run a command line that must succeed. */
void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

_Noreturn void die(const char *what);

#endif
