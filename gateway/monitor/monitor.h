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
#include "gateway/monitor/metrics/counts.h"
#include "gateway/monitor/monitor_jail.h"
#include "gateway/monitor/seats/drain.h"
#include "gateway/monitor/seats/registry.h"
#include "gateway/monitor/seats/secret.h"
#include "gateway/monitor/seats/wall_clock.h"

struct listeners;
struct accounts;
struct collector;
struct client;
struct upgrade;
struct control;
struct db;
struct keys;
struct lab_report;
struct once;
struct proxied;
struct publish;
struct recorder;
struct rehearsal;
struct signers;
struct staff;
struct stage;
struct stage_early;
struct terminal;
struct wall_links;
struct watch;
struct web_link;
struct browser;
struct writer;
struct zygotes;

enum monitor_phase { STARTING, SERVING, STOPPING };

/* How far the build that is installed is in taking over, see upgrade/upgrade.h. */
enum handover {
	HANDOVER_NONE,
	HANDOVER_TRYING,   /* do the installed programs start? */
	HANDOVER_WAITING,  /* for the end of what takes long */
	HANDOVER_QUIETING, /* nothing new is begun, and what is under way is to
			      come to its end */
	HANDOVER_ASKING,   /* the next builder and we are tried */
	HANDOVER_READY,	   /* both can */
	HANDOVER_STATES
};

/* What the parts below hand what they hear up to: see route/routes.h. */
struct routes {
	const struct link_kind *builder, *zygote, *session, *init, *admin;
	const struct link_kind *keys_starter, *keys_worker, *supervisor, *staff;
	const struct link_kind *recorder, *signer, *web, *collector;
	const struct link_kind *publish, *browser;
	/* New signers are ready; or cannot be. */
	void (*on_signers_ready)(struct monitor *m);
	void (*on_signers_failed)(struct monitor *m);
	/* A new zygote has taken over; one ended before it could. */
	void (*on_zygote_ready)(struct monitor *m);
	void (*on_zygote_failed)(struct monitor *m);
	/* A terminal is going, with its program or without; one has come or has
	 * another tap. */
	void (*on_terminal_gone)(struct terminal *t, bool has_ended);
	void (*on_taps_changed)(struct monitor *m);
};

struct monitor {
	uv_loop_t loop;
	enum monitor_phase phase; /* phase.c alone writes it */
	enum handover handover;	  /* upgrade.c alone writes it */
	struct upgrade *upgrade;  /* owned, by upgrade.c */
	bool is_upgraded;    /* the builder has sandboxes and no labs yet */
	const char *failure; /* why it has to end, or NULL */
	int exit_status;
	const struct routes *routes;
	struct config *config;	  /* owned; replaced whole at a reload */
	char *config_text;	  /* owned; its text, until the first load */
	uint64_t started, loaded; /* seconds since the epoch */
	int state_dir;		  /* for db_open() */
	struct monitor_jail jail; /* that we live in */
	struct db *db;		  /* for reading; owned, as is the writer */
	struct writer *writer;
	struct accounts *accounts; /* looking up in it */
	struct hashing *hashing;   /* owned */
	struct methods methods;	   /* of every account's password */
	LIST_HEAD(, purged)
	purged_accounts;	       /* accounts whose homes go; owned */
	uint64_t purged_ms;	       /* uv_now() of the last look for them */
	struct second_look trash_look; /* see removed.h */
	struct rehearsal *rehearsal;   /* owned; NULL: there is none */
	bool is_rehearsal_looked_for;  /* one that was left from before */
	struct wall_clock wall_clock;
	struct drain drain;
	LIST_HEAD(, lab_extension) lab_extensions; /* see allowance.h; owned */
	TAILQ_HEAD(announcements, announcement)
	announcements;			     /* see announce.h; owned */
	LIST_HEAD(, newcomer_job) newcomers; /* see registration.c; owned */
	struct registry registry;
	uint32_t idle_turn; /* the connection that idle.c asked last */
	struct preauth preauth;
	struct arrivals arrivals; /* who waits to be served at all */
	struct penalties penalties;
	struct refusals refusals;
	LIST_HEAD(, proxied) proxied; /* wait for their header; owned */
	unsigned proxied_count;
	struct link *builder;	 /* owned; NULL once it is lost */
	struct link *supervisor; /* owned; NULL once it is lost */
	bool loading, builder_ready;
	struct {
		uint32_t ready, wanted;
	} warm; /* sandboxes without an owner, as the builder last said */
	bool is_load_refused; /* the last one was */
	bool is_reload_due;   /* when no other build takes over, after all */
	struct listeners *listeners;
	struct control *control;
	TAILQ_HEAD(clients, client) clients; /* see client.h; owned */
	unsigned client_count;
	struct signers *signers; /* owned */
	struct zygotes *zygotes;
	struct keys *keys;	   /* owned; NULL without keys_command */
	struct staff *staff;	   /* owned; NULL before their first command */
	struct recorder *recorder; /* owned; NULL before the first tap */
	struct web_link *web;	   /* owned; NULL where nothing is served */
	struct wall_links *wall_links; /* owned; NULL before the first */
	struct publish *publish;    /* owned; NULL where nothing is published */
	struct browser *browser;    /* owned; NULL before the first login */
	struct once *browser_codes; /* owned; NULL before the first */
	struct collector *collector; /* owned; NULL before it was needed */
	bool is_closing_resumed;     /* see closing_resume() */
	struct metrics metrics;
	LIST_HEAD(, watch) watches;	       /* see watch.h; owned */
	LIST_HEAD(, stage) stages;	       /* see stage.h; owned */
	LIST_HEAD(, lab_report) lab_reports;   /* see lab_report.h; owned */
	LIST_HEAD(, stage_early) stages_early; /* see stage_early.h; owned */
	uint32_t last_watch;
	bool is_looking_at_watches;
	char cgroup_mode[TEXT_SIZE];
	struct secret secret;	  /* of the site, for the secrets of seats */
	unsigned results_waiting; /* to be written, see results.h */
	STAILQ_HEAD(, result) results_unkept; /* owned; the oldest first */
	uint64_t results_retry_ms;	      /* uv_now() of the next try */
	bool is_retrying_results; /* one of them is with the writer */
	struct {
		STAILQ_HEAD(diary_rows, diary_row) rows; /* owned */
		unsigned count, writing; /* of those; and batches under way */
		uint64_t lost;		 /* rows, since it was told last */
		uint64_t due_ms, forget_ms; /* uv_now() of the next time */
		bool has_failed;	    /* at the last */
	} diary;			    /* see diary.h */
	uint64_t stop_at_ms; /* uv_now() when waiting for the end is over */
};

/* Nothing new is to be begun: what is under way is coming to its end. */
static inline bool
handover_is_on(const struct monitor *m)
{
	return m->handover >= HANDOVER_QUIETING;
}

/* Are new connections taken?  After an upgrade they are before the labs are there
 * again: who logs in meanwhile waits for a seat only. */
static inline bool
monitor_takes_new(const struct monitor *m)
{
	return m->phase == SERVING || (m->phase == STARTING && m->is_upgraded);
}

/* What is indispensable is lost: at its next turn phase.c ends the monitor, with
 * exit status 1.  The first reason counts; it is not copied. */
void monitor_fail(struct monitor *m, const char *why);

#endif
