/*
 * settings.h - what atoll.conf and the lab files say, as structures.
 *						Process: monitor, loader.
 *
 * Each field that a file can set has a row in config_table.c, with its range and
 * its default.  Texts live in the configuration's arena (config.h).
 */
#ifndef ATOLL_CONFIG_SETTINGS_H
#define ATOLL_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/arena.h"
#include "gateway/base/lan.h"
#include "gateway/base/time_factor.h"
#include "gateway/config/held.h"
#include "gateway/config/networks.h"
#include "gateway/config/texts.h"
#include "gateway/wire/msg.h"

/* Who wrote a configuration file. */
struct author {
	uid_t uid;
	bool is_root;		      /* and nobody else could have */
	const char *why_not, *folder; /* of the file; without links */
};

struct endpoint {
	const char *address; /* numeric IPv4 or IPv6 */
	int64_t port;	     /* 0 takes a free one */
};

struct mount {
	const char *source; /* absolute path on the host */
	const char *real;   /* that, without links; set when it is checked */
	const struct held *open; /* what was checked */
	const char *target;	 /* absolute path in the sandbox */
	int64_t writable;
};

/* Of a walk, see gateway/base/steps.h; "" for a file that it has not. */
struct step {
	const char *title;
	const char *text_file, *hint_file;
	const char *check, *solve;
	const struct held *solution; /* what was checked of solve, or NULL */
};

struct host {
	const char *address; /* numeric */
	struct texts names;
};

struct account {
	const char *name;
	const char *password; /* crypt(5) hash, or "" for none */
	struct texts keys;    /* "ssh-ed25519 AAAA...", without comments */
	struct texts groups;

	/* Of those in the database; a configured one has none of it. */
	const char *full_name, *source;
	const char *only_lab; /* of who came to it without an account, or by a
				 code of a sandbox of it; NULL: any */
	bool is_locked;
	int64_t expires, created; /* seconds since the epoch, 0 for never */

	/* Percent, within TIME_FACTOR_MIN and TIME_FACTOR_MAX; of configured
	 * ones, too. */
	int64_t time_factor;
};

/* The value of reattach where the lab file does not set it; check_lab.c makes
 * it true where linger is not 0. */
#define REATTACH_AS_LINGER (-1)

/* What follows when a seat shows a sign (signs.h of the monitor): nothing at all, or
 * staff and the log are told, and more. */
enum response {
	RESPOND_EXPECTED,
	RESPOND_TELL,
	RESPOND_SLOW,
	RESPOND_FREEZE,
	RESPOND_END
};

/* By sign. */
struct respond {
	int64_t probes, load, limits; /* enum response */
	int64_t lock;		      /* the account, after an end */
};

#define EGRESS_RATE_DEFAULT	   (INT64_C(2) << 20)
#define EGRESS_CONNECTIONS_DEFAULT 64
#define EGRESS_NEW_DEFAULT	   20

/* What a lab with a network reaches. */
struct egress_options {
	struct texts allow; /* as egress.h reads them */
	int64_t rate;	    /* bytes a second, each way */
	int64_t connections, new_per_second;
};

/* One that machines of a seat are on. */
struct lan_network {
	const char *name, *address; /* such as 10.0.0.0/24 */
	uint32_t first, bits;	    /* that, as lab_networks.h derives it */
};

/* One of a seat's, in a lab that has several.  What it does not say (0, and an empty
 * text) is as the lab says; once that is checked, each says all of it. */
struct machine {
	const char *name, *image, *user, *setup;
	struct texts networks; /* by name; none in a lab that names none */
	struct texts address;  /* of IPv4, or none: by its place */
	int64_t router;	       /* 1: it passes on what is for others */
	struct texts command;  /* what it runs with nobody logged in */
	/* As lab_networks.h and lab_routes.h derive them. */
	struct lan_link link[LAN_NETWORKS_MAX];
	struct lan_route route[LAN_NETWORKS_MAX];
	size_t link_count, route_count;
	int64_t memory, disk; /* bytes */
	int64_t cpus;	      /* percent */
	int64_t pids, inodes;
};

struct lab {
	const char *name;
	const char *file; /* where it was read */
	struct author by;
	const char *title;
	const char *image;
	const char *user;
	const char *hostname;
	const char *workdir;	   /* "" is the user's home */
	const char *banner, *motd; /* see greeting.h */
	const char *banner_file, *motd_file;
	struct texts seccomp_allow;
	struct texts command;
	struct texts groups, staff;
	struct texts capabilities;
	struct texts environment; /* "NAME=value" */
	struct texts ulimits;	  /* "NAME=soft:hard" */
	struct texts dns;	  /* lines of resolv.conf, or addresses */
	struct respond *respond;  /* one, or none: then the site's */
	size_t respond_count;
	struct texts publish; /* NAME=PORT */
	int64_t publish_to;   /* enum publish_to */
	struct host *hosts;
	size_t host_count;
	struct mount *mounts;
	size_t mount_count;
	int64_t network;	       /* enum lab_network */
	struct egress_options *egress; /* one, or none: then nothing */
	size_t egress_count;
	struct lan_network
	    *networks; /* of its machines; none: all are on one */
	size_t network_count;
	struct machine *machines; /* the student enters the first; or none */
	size_t machine_count;
	int64_t seccomp;    /* enum seccomp_profile */
	int64_t storage;    /* enum storage */
	int64_t home_kind;  /* enum home_kind */
	int64_t forwarding; /* bits of enum forwarding */
	int64_t anonymous, anonymous_max;
	int64_t anonymous_per_address; /* 0: three quarters of them */
	int64_t open;
	int64_t record;	      /* enum record */
	int64_t close;	      /* enum close */
	int64_t memory, disk; /* bytes */
	int64_t swap;	      /* bytes, beside memory */
	int64_t cpus;	      /* percent: 100 is one CPU */
	int64_t cpu_weight;   /* 100 is what everybody has */
	int64_t pids, inodes, open_files;
	int64_t linger; /* seconds */
	int64_t reattach;
	int64_t time_limit, idle_limit; /* seconds, 0: none */
	const char *help, *help_file;	/* see greeting.h */
	const char *setup, *check, *solve;
	int64_t setup_time, check_time, solve_time; /* seconds */
	int64_t check_every;			    /* seconds, 0: never */
	struct step *steps;
	size_t step_count;
	int64_t sandboxes_max; /* 0: as many as the site has */
	int64_t warm;	       /* sandboxes that stand ready */
	int64_t aslr;
	int64_t procfs;	  /* enum procfs */
	int64_t setuid;	  /* set-uid programs work inside */
	int64_t capture;  /* the lab program reads what passes interfaces */
	int64_t apparmor; /* enum apparmor; check_lab.c says it of the site */
	int64_t hidden;
	struct texts available;	  /* "from=..." and "until=..." */
	int64_t from, until;	  /* the same, since the epoch; 0: none */
	int64_t until_configured; /* until, before it was extended */
	int64_t home_disk, home_inodes;

	/* What was checked, and is used; NULL when there is none. */
	const struct held *root, *program[PROGRAMS];
	const struct held *solution; /* what solve names: never in a plan */

	/* Found in the image by image_check(). */
	const char *rootfs;
	uint64_t rootfs_inode;
	const char *image_sha256; /* "" without a manifest */
	bool is_vouched_for;	  /* its signature was found good */
	uint32_t uid, gid;
	struct ids supplementary;
	const char *home, *shell; /* of the user */
	uint64_t capability_mask;
	bool needs_tools; /* it lacks sftp-server or scp */

	/* Of a lab with machines, as machines.h derives it: which of them this is,
	 * and the others, each as a lab of its own. */
	const struct machine *machine; /* NULL: it has none */
	struct lab *others;
	size_t other_count;
};

/* How people without an account make one. */
struct registration {
	const char *name; /* whom they log in as */
	const char *code; /* "" for none */
	struct texts groups;
	int64_t lifetime; /* seconds; 0 is for ever */
	int64_t per_address, total;
};

#define RECORDINGS_MAX_DEFAULT	INT64_C(10737418240) /* 10G */
#define RECORDINGS_KEEP_DEFAULT (INT64_C(30) * 24 * 3600)

/* How much there may be of recordings, and for how long. */
struct recordings {
	int64_t max;  /* bytes */
	int64_t keep; /* seconds; 0 is for ever */
};

/* Where atoll-web listens. */
struct web {
	const char *socket;  /* "": run_dir/web.sock */
	const char *address; /* of the loopback */
	int64_t port;	     /* 0: none */
	const char *url;     /* that browsers have; "": there is no wall */
	int64_t terminal;    /* whether students may log in there */
};

/* Where atoll-publish listens. */
struct publishing {
	const char *url;     /* with a * for what is of a seat */
	const char *socket;  /* "": run_dir/publish.sock */
	const char *address; /* of the loopback */
	int64_t port;	     /* 0: none */
};

struct config {
	struct arena arena;
	struct held *held; /* open for as long as this lives */
	bool keeps_open;   /* else what a lab has open is closed after it */
	const char *file;
	struct author by;
	struct endpoint *listen;
	size_t listen_count;
	struct texts host_keys, host_keys_next, mount_sources;
	const char *state_dir, *run_dir, *image_dir, *image_signers, *labs_dir,
	    *libexec_dir, *lxcfs;
	int64_t apparmor; /* enum apparmor */
	int64_t log;	  /* enum log_look */
	const char *user, *session_user, *signer_user, *recorder_user;
	const char *web_user, *net_user, *names_user, *collector_user;
	const char *publish_user, *browser_user;
	const char *network_range, *network_uplink, *network_resolver;
	const char *banner, *banner_file;
	int64_t sandboxes_max, connections_per_account, unauthenticated_max;
	int64_t unused_timeout;		 /* seconds, 0: none */
	int64_t login_grace, auth_tries; /* seconds, count */
	int64_t keepalive, keepalive_tries;
	int64_t self_service; /* bits by enum self_service */
	struct texts allow_from, deny_from, proxy_from;
	struct networks allowed, denied, proxies; /* the same, parsed */
	struct texts keys_command;
	const char *keys_command_user;
	int64_t keys_command_timeout;	   /* seconds */
	int64_t penalty, penalty_failures; /* seconds, points */
	struct account *accounts;
	size_t account_count;
	int64_t home_grace; /* seconds, as is */
	int64_t report_keep;
	int64_t expiry_wait;		   /* seconds */
	struct registration *registration; /* one, or none */
	size_t registration_count;
	struct recordings *recordings; /* one, or none */
	size_t recordings_count;
	struct web *web; /* one, or none */
	size_t web_count;
	struct publishing *publishing; /* one, or none */
	size_t publishing_count;
	struct respond *respond; /* one, or none */
	size_t respond_count;
	struct lab *labs;
	size_t lab_count;
};

#endif
