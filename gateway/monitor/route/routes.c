/* routes.c - which part handles which message to the monitor. */
#include "gateway/monitor/route/routes.h"

#include "gateway/monitor/reload.h"

const struct routes routes = {
	.builder = &route_builder,
	.zygote = &route_zygote,
	.session = &route_session,
	.init = &route_init,
	.admin = &route_admin,
	.keys_starter = &route_keys_starter,
	.keys_worker = &route_keys_worker,
	.on_zygote_ready = reload_zygote_ready,
	.on_zygote_failed = reload_zygote_failed,
};
