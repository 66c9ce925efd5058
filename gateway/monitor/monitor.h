/*
 * monitor.h - what the monitor's parts share.		Process: monitor.
 *
 * One struct, made by main() and passed to everything.  The monitor runs as
 * user atoll without capabilities: it accepts, decides, counts and logs, and
 * asks the builder for what needs root.
 */
#ifndef ATOLL_MONITOR_MONITOR_H
#define ATOLL_MONITOR_MONITOR_H

#include <sys/types.h>
#include <uv.h>

#include "gateway/config/config.h"
#include "gateway/monitor/accounts/methods.h"
#include "gateway/monitor/accounts/second_look.h"
#include "gateway/monitor/admission/arrivals.h"
#include "gateway/monitor/admission/hashing.h"
#include "gateway/monitor/admission/penalty.h"
#include "gateway/monitor/admission/refusal.h"
#include "gateway/monitor/links/link.h"
#include "gateway/monitor/seats/drain.h"
#include "gateway/monitor/seats/registry.h"
#include "gateway/monitor/seats/secret.h"
#include "gateway/monitor/seats/wall_clock.h"

struct listeners;
struct accounts;
struct client;
struct upgrade;
struct control;
struct db;
struct keys;
struct proxied;
struct writer;
struct zygotes;

enum monitor_phase { STARTING, SERVING, STOPPING };

/* How far the build that is installed is in taking over, see upgrade/upgrade.h. */
enum handover {
	HANDOVER_NONE,
	HANDOVER_QUIETING, /* what is under way is to come to its end */
	HANDOVER_ASKING,   /* the builder tries its next build */
	HANDOVER_READY,	   /* it can */
	HANDOVER_STATES
};

/* What the parts below hand what they hear up to: see route/routes.h. */
struct routes {
	const struct link_kind *builder, *zygote, *session, *init, *admin;
	const struct link_kind *keys_starter, *keys_worker;
	/* A new zygote has taken over; one ended before it could. */
	void (*on_zygote_ready)(struct monitor *m);
	void (*on_zygote_failed)(struct monitor *m);
};

struct monitor {
	uv_loop_t loop;
	enum monitor_phase phase; /* phase.c alone writes it */
	enum handover handover;	  /* upgrade.c alone writes it */
	struct upgrade *upgrade;  /* owned, by upgrade.c */
	bool is_upgraded;	  /* from another build, and loads its labs */
	const char *failure;	  /* why it has to end, or NULL */
	int exit_status;
	const struct routes *routes;
	struct config *config;	  /* owned; replaced whole at a reload */
	uint64_t started, loaded; /* seconds since the epoch */
	int state_dir;		  /* for db_open() */
	struct db *db;		  /* for reading; owned, as is the writer */
	struct writer *writer;
	struct accounts *accounts; /* looking up in it */
	struct hashing *hashing;   /* owned */
	struct methods methods;	   /* of every account's password */
	LIST_HEAD(, purged)
	purged_accounts;	       /* accounts whose homes go; owned */
	uint64_t purged_ms;	       /* uv_now() of the last look for them */
	struct second_look trash_look; /* see removed.h */
	struct wall_clock wall_clock;
	struct drain drain;
	LIST_HEAD(, newcomer_job) newcomers; /* see registration.c; owned */
	struct registry registry;
	struct preauth preauth;
	struct arrivals arrivals; /* who waits to be served at all */
	struct penalties penalties;
	struct refusals refusals;
	LIST_HEAD(, proxied) proxied; /* wait for their header; owned */
	unsigned proxied_count;
	struct link *builder; /* owned; NULL once it is lost */
	pid_t builder_pid;
	bool loading, builder_ready;
	bool is_load_refused; /* the last one was */
	bool is_reload_due;   /* when no other build takes over, after all */
	struct listeners *listeners;
	struct control *control;
	TAILQ_HEAD(clients, client) clients; /* see client.h; owned */
	unsigned client_count;
	struct zygotes *zygotes;
	struct keys *keys; /* owned; NULL without keys_command */
	char cgroup_mode[TEXT_SIZE];
	struct secret secret;	  /* of the site, for the secrets of seats */
	unsigned results_waiting; /* to be written, see results.h */
	STAILQ_HEAD(, result) results_unkept; /* owned; the oldest first */
	uint64_t results_retry_ms;	      /* uv_now() of the next try */
	bool is_retrying_results; /* one of them is with the writer */
	uint64_t stop_at_ms; /* uv_now() when waiting for the end is over */
};

/* What is indispensable is lost: at its next turn phase.c ends the monitor, with
 * exit status 1.  The first reason counts; it is not copied. */
void monitor_fail(struct monitor *m, const char *why);

#endif
