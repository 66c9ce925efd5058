/*
 * zygote_start.h - start the process from which session processes are forked,
 * and the one that runs the commands of staff.
 */
#ifndef ATOLL_BUILDER_ZYGOTE_START_H
#define ATOLL_BUILDER_ZYGOTE_START_H

#include "gateway/wire/msg.h"

/*
 * Execute atoll-session with the link as descriptor 3, as a child of our
 * parent: the monitor reaps it.  It starts as root, in our network namespace
 * (which is empty), and jails itself.  link stays the caller's.
 */
int zygote_start(const struct msg_site_plan *site, int link, struct err *e);

/* The same for atoll-staff. */
int staff_start(const struct msg_site_plan *site, int link, struct err *e);

/* The same for atoll-recorder, which also gets state_dir/recordings as descriptor
 * 4: that is made where it is not there, and its user's. */
int recorder_start(const struct msg_site_plan *site, int link, struct err *e);

/* The same for atoll-collector, whose descriptor 4 is state_dir/collected. */
int collector_start(const struct msg_site_plan *site, int link, struct err *e);

/* The same for atoll-web, and for atoll-browser. */
int web_start(const struct msg_site_plan *site, int link, struct err *e);
int browser_start(const struct msg_site_plan *site, int link, struct err *e);

/* The same for atoll-publish. */
int publish_start(const struct msg_site_plan *site, int link, struct err *e);

/* The same for atoll-signer, which reads the host keys before it jails itself. */
int signer_start(const struct msg_site_plan *site, int link, struct err *e);

/* The same for atoll-net, which gets the router's network namespace as descriptor
 * 4. */
int net_start(const struct msg_site_plan *site, int link, int router,
    struct err *e);

/* The same for atoll-names, whose descriptor 5 is its link to atoll-net. */
int names_start(const struct msg_site_plan *site, int link, int router, int net,
    struct err *e);

/* Can atoll-net do its work on this host?  -1 with what the host lacks, see NET_CURE. */
int net_try(const struct msg_site_plan *site, struct err *e);
#define NET_CURE                                                               \
	"have the modules nf_tables, nft_ct, nft_connlimit, nft_limit,"        \
	" nft_masq, nft_reject_inet, veth and sch_tbf, and CAP_NET_ADMIN in"   \
	" the service's CapabilityBoundingSet=; after an upgrade from a build" \
	" without networks, restart the service"

/* Execute one to see whether it gets ready to serve, and have it end then.  Waits
 * for that, ten seconds at most. */
int zygote_try(const struct msg_site_plan *site, struct err *e);
int signer_try(const struct msg_site_plan *site, struct err *e);

#endif
