/* routes.c - which part handles which message to the monitor. */
#include "gateway/monitor/route/routes.h"

#include "gateway/monitor/links/stage.h"
#include "gateway/monitor/links/watch.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/reload.h"

static void
on_terminal_gone(struct terminal *t, bool has_ended)
{
	watch_terminal_gone(t, has_ended);
	stage_terminal_gone(t, has_ended);
}

static void
on_taps_changed(struct monitor *m)
{
	watch_look(m);
	stage_look(m);
}

const struct routes routes = {
	.builder = &route_builder,
	.zygote = &route_zygote,
	.session = &route_session,
	.init = &route_init,
	.admin = &route_admin,
	.keys_starter = &route_keys_starter,
	.keys_worker = &route_keys_worker,
	.supervisor = &route_supervisor,
	.staff = &route_staff,
	.recorder = &route_recorder,
	.signer = &route_signer,
	.web = &route_web,
	.collector = &route_collector,
	.publish = &route_publish,
	.browser = &route_browser,
	.on_signers_ready = zygote_signers_ready,
	.on_signers_failed = zygote_signers_failed,
	.on_zygote_ready = reload_zygote_ready,
	.on_zygote_failed = reload_zygote_failed,
	.on_terminal_gone = on_terminal_gone,
	.on_taps_changed = on_taps_changed,
};
