# atoll - a folder is a program is a link line.  See CONTRIBUTING.md.
#
#   make              build into build/; V=1 shows commands, B=DIR builds there
#   make deps         install what building and testing need, as root
#   make demo         a gateway to try on port 2222, as root
#   make check        every test, as root
#   make check-quick  two minutes: lint, unit tests, some of e2e
#   make lint         form of code, scripts and pages only
#   make unit         unit tests only
#   make e2e          tests with real clients only, as root
#   make vm           tests in virtual machines of Debian 12 and 13, as root
#   make escape       attempts to leave a sandbox, and bombs, as root
#   make bombs        what each bomb meets, and what a neighbour notices
#   make churn        what 10000 sessions leave behind
#   make escape-table what is attempted, and what comes of it
#   make bench        measure, as root
#   make fuzz         libFuzzer over every target, FUZZ_SECONDS=60 each
#   make deb          the Debian package, into build/
#   make install      into DESTDIR and PREFIX; uninstall takes it away again
#   make clean
#
#   CI=1 makes warnings errors.  SAN=1 adds sanitizers; give it a B of its own.

B	?= build
V	?= 0
CC	= gcc
PREFIX	?= /usr
SYSCONF	?= /etc
VERSION	:= 0.1

# The hash of what must be replaced together: not of the lasting links.
protocol := 0x$(shell sed '/^.. === lasting links/,$$d' \
	gateway/wire/messages.def gateway/wire/metrics.def | sha256sum | cut -c1-16)ULL

cppflags := -I. -D_GNU_SOURCE -DPROTOCOL=$(protocol) -DVERSION='"$(VERSION)"'
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wno-format-nonliteral \
	-Wno-missing-field-initializers $(if $(CI),-Werror)
hardening := -fPIE -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection
cflags	:= -std=c11 -g -O2 $(warnings) $(hardening) $(CFLAGS)
ldflags	:= -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
fortify	:= -D_FORTIFY_SOURCE=3
ifdef SAN
# The checked functions of _FORTIFY_SOURCE would hide calls from the sanitizer.
sanitize := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
else ifdef FUZZ
CC	:= clang
sanitize := -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all \
	-fsanitize=fuzzer-no-link,address,undefined
else
sanitize := $(fortify)
endif

# $(call say,CC,file) before a command that @ keeps quiet.
at	:= $(if $(filter 0,$V),@)
say	= @printf '  %-4s %s\n' $(1) $(2)

.DEFAULT_GOAL := all

# libssh is linked statically, and some of its packets pass through our hands
# first: gateway/session/transport/libssh_hooks.c.  SHARED_LIBSSH=1 links the shared library and
# does without, see libssh_watch.h there.  Of Kerberos it gets what no_gssapi.c beside it
# does not have, which is nothing, and then that is not linked.
ifdef SHARED_LIBSSH
cppflags += -DSHARED_LIBSSH
libssh	:= -lssh -lcrypto
else
wrapped	:= ssh_packet_service_request ssh_packet_userauth_request ssh_packet_userauth_info_response \
	ssh_packet_global_request ssh_packet_channel_open \
	ssh_packet_channel_open_conf \
	ssh_message_handle_channel_request \
	channel_rcv_request channel_rcv_data \
	_ssh_buffer_pack ssh_buffer_allocate ssh_buffer_pass_bytes_end \
	ssh_buffer_get_u8 hmac_init ssh_socket_write \
	recv strdup _ssh_set_error pki_sign_data \
	ssh_pki_signature_verify
libssh	:= $(wrapped:%=-Wl,--wrap=%) -l:libssh.a -lcrypto -lz \
	-l:libgssapi_krb5.so.2
endif

# --- programs ---------------------------------------------------------------
# A test of what two programs have is linked with the first of them.
programs := atoll-loader atolld atoll-monitor atoll-keys atoll-session \
	atoll-builder atoll-init atoll-lab atoll atoll-islet atoll-staff \
	atoll-recorder atoll-signer atoll-web atoll-rehearse atoll-net \
	atoll-collector atoll-names atoll-publish atoll-browser

# The first folder is the program's own; with it go all below it.
atolld.dirs		:= gateway/supervisor
atoll-monitor.dirs	:= gateway/monitor gateway/config
atoll-monitor.libs	:= -luv -lconfig -lcrypt -lseccomp -lcap -lsqlite3 -lcrypto
atoll-loader.dirs	:= gateway/loader gateway/config
atoll-loader.libs	:= -lconfig -lseccomp -lcrypt -lcap -lcrypto
atoll-keys.dirs		:= gateway/keys
atoll-keys.libs		:= -lcap
atoll-islet.dirs	:= gateway/islet
atoll.dirs		:= gateway/admin
atoll.libs		:= -lcrypt -lconfig -lncursesw -ltinfo
atoll-session.dirs	:= gateway/session
atoll-session.libs	:= $(libssh) -lseccomp -lcap
# The tool's own code, but for its main().
atoll-staff.dirs	:= gateway/staff
atoll-staff.more	:= gateway/admin
atoll-staff.libs	:= -lcrypt -lconfig -lncursesw -ltinfo -lseccomp -lcap
atoll-recorder.dirs	:= gateway/recorder gateway/screen
atoll-recorder.libs	:= -lseccomp -lcap -l:libtsm.a
atoll-web.dirs		:= gateway/web
atoll-web.libs		:= -lseccomp -lcap -lmicrohttpd -lcrypto
atoll-signer.dirs	:= gateway/signer
atoll-signer.libs	:= -lseccomp -lcap -lcrypto
# A client, which needs nothing of what is wrapped.
atoll-rehearse.dirs	:= gateway/rehearse
atoll-rehearse.libs	:= -l:libssh.a -lcrypto -lz -l:libgssapi_krb5.so.2 -lcap -lm
# Another, in a jail.
atoll-browser.dirs	:= gateway/browser
atoll-browser.libs	:= -l:libssh.a -lcrypto -lz -l:libgssapi_krb5.so.2 -lseccomp -lcap
atoll-net.dirs		:= gateway/net
atoll-net.libs		:= -lseccomp -lcap -lnftables
atoll-collector.dirs	:= gateway/collector
atoll-collector.libs	:= -lseccomp -lcap -lcrypto
# ns_initparse(3), which is of the C library.
atoll-names.dirs	:= gateway/names
atoll-names.libs	:= -lseccomp -lcap -lresolv
atoll-publish.dirs	:= gateway/publish
atoll-publish.libs	:= -lseccomp -lcap
atoll-builder.dirs	:= sandbox/builder
atoll-builder.libs	:= -lseccomp -lcap
atoll-init.dirs		:= sandbox/init gateway/screen
# Static itself, so static here.
atoll-init.libs		:= -l:libtsm.a
atoll-lab.dirs		:= sandbox/lab
atoll-lab.libs		:= -l:libcmark.a

# Objects of folders and what is below them, in the build directory or one
# below it.
sources	= $(sort $(foreach d,$(1),$(wildcard $(d)/*.c $(d)/*/*.c)))
objects	= $(patsubst %.c,$(2)/%.o,$(call sources,$(1)))
shared	:= $(call objects,gateway/base gateway/wire,$B)
# What needs neither libseccomp nor libcap, nor is ever jailed by itself.
plain	= $(filter-out %/filter.o %/privs.o %/confine.o %/landlock.o,$(1))
# Nobody reads a recording in there.
inside_shared := $(filter-out %/cast_line.o,$(call plain, \
	$(call objects,gateway/base gateway/wire,$B/inside)))

atolld.shared		:= $(call plain,$(shared))
atoll-monitor.shared	:= $(shared)
atoll-loader.shared	:= $(shared)
atoll-keys.shared	:= $(filter-out %/filter.o,$(shared))
atoll-islet.shared	:= $(call plain,$(shared))
atoll.shared		:= $(call plain,$(shared))
atoll-staff.shared	:= $(shared)
atoll-recorder.shared	:= $(shared)
atoll-signer.shared	:= $(shared)
atoll-web.shared	:= $(shared)
atoll-net.shared	:= $(shared)
atoll-collector.shared	:= $(shared)
atoll-names.shared	:= $(shared)
atoll-publish.shared	:= $(shared)
atoll-browser.shared	:= $(shared)
atoll-session.shared	:= $(shared)
atoll-rehearse.shared	:= $(filter-out %/filter.o,$(shared))
atoll-builder.shared	:= $(shared)

define program
$B/$(1): $(call objects,$($(1).dirs),$B) \
    $(filter-out %/main.o,$(call objects,$($(1).more),$B)) $($(1).shared)
	$(call say,LD,$$@)
	$(at)$$(CC) -pie $$(sanitize) $$(ldflags) -o $$@ $$^ $($(1).libs)
endef
$(foreach p,$(filter-out atoll-init atoll-lab,$(programs)),$(eval $(call program,$(p))))

# Init and the student's tool run where there is no library: static, and so without
# the sanitizers.  Their libc is musl: glibc's start asks the processor some eighty
# questions (cpuid), and in a virtual machine each of them goes to the host.
multiarch := $(shell gcc -print-multiarch)
musl	:= /usr/lib/$(multiarch:%-gnu=%-musl)
inside_cc := musl-gcc -idirafter /usr/include -idirafter /usr/include/$(multiarch)
inside_ld = gcc -static-pie -nostdlib $(ldflags) -o $@ $(musl)/rcrt1.o $(musl)/crti.o \
	$(1) $(musl)/libc.a -lgcc $(musl)/crtn.o

$B/atoll-init: $(call objects,$(atoll-init.dirs),$B/inside) $(inside_shared)
	$(call say,LD,$@)
	$(at)$(call inside_ld,$^ $(atoll-init.libs))

$B/atoll-lab: $(call objects,$(atoll-lab.dirs),$B/inside) \
    $(addprefix $B/inside/gateway/base/,utf8.o width.o small_libc.o)
	$(call say,LD,$@)
	$(at)$(call inside_ld,$^ $(atoll-lab.libs))

# For images without sftp-server or scp: this host's, see sandbox/tools/collect.
tools	:= $B/tools/lib/ld.so
$(tools): sandbox/tools/collect \
    $(wildcard /usr/lib/openssh/sftp-server /usr/bin/scp)
	$(call say,GET,$(@D))
	$(at)sandbox/tools/collect $B/tools
	@test ! -e $@ || touch $@

all: $(addprefix $B/,$(programs)) $(tools)

# --- objects ----------------------------------------------------------------
$B/static/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(at)$(CC) $(cppflags) $(fortify) $(cflags) -MMD -MP -c -o $@ $<

$B/inside/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(at)$(inside_cc) $(cppflags) $(cflags) -MMD -MP -c -o $@ $<

$B/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(at)$(CC) $(cppflags) $(cflags) $(sanitize) -MMD -MP -c -o $@ $<

# The page is in the program.
$B/gateway/web/page.o: $(wildcard gateway/web/page/*.* gateway/web/page/xterm/*)

# Changes when a flag does, the protocol's hash among them.
$B/flags: force
	@mkdir -p $(@D)
	@echo '$(CC) $(cppflags) $(cflags) $(sanitize)' | cmp -s - $@ || \
	    echo '$(CC) $(cppflags) $(cflags) $(sanitize)' >$@

-include $(shell find $B -name '*.d' 2>/dev/null)

# --- tests ------------------------------------------------------------------
# tests/unit/test_X.c is linked with gateway/base, gateway/wire and the folders
# of the program that has X.c.
units	:= $(patsubst %.c,$B/%,$(sort $(wildcard tests/unit/test_*.c)))
source_of = $(firstword $(wildcard $(foreach d,gateway sandbox, \
	$(d)/*/$(1).c $(d)/*/*/$(1).c)))
# gateway/monitor of gateway/monitor/links/link.c
root_of	= $(subst $() ,/,$(wordlist 1,2,$(subst /, ,$(1))))
program_of = $(firstword $(foreach p,$(programs),$(if \
	$(filter $(call root_of,$(call source_of,$(1))),$($(p).dirs)),$(p))))
tested	= $(filter-out %/main.o,$(call objects,$($(call program_of,$(1)).dirs) \
	$($(call program_of,$(1)).more),$B))
libs_of	= $($(call program_of,$(1)).libs)

define unit
$B/tests/unit/$(1): $B/tests/unit/$(1).o $(shared) \
    $(call tested,$(1:test_%=%))
	$(call say,LD,$$@)
	$(at)$$(CC) -pie $$(sanitize) $$(ldflags) -o $$@ $$^ -lcmocka -lseccomp \
	    -lcap $(call libs_of,$(1:test_%=%))
endef
$(foreach t,$(notdir $(units)),$(eval $(call unit,$(t))))

# tests/X/driver.c, with what is beside it, plays the peers of one process; it
# prints and exits as cmocka programs do.
drivers	:= $(patsubst %.c,$B/%,$(wildcard tests/*/driver.c))
define driver
$(1): $(call objects,$(patsubst $B/%/driver,%,$(1)),$B) $(shared)
	$(call say,LD,$$@)
	$(at)$$(CC) -pie $$(sanitize) $$(ldflags) -o $$@ $$^ -lcmocka -lseccomp \
	    -lcap
endef
$(foreach d,$(drivers),$(eval $(call driver,$(d))))

# tests/fuzz/X.c feeds the X.c of gateway/ or sandbox/: libFuzzer's with FUZZ=1,
# otherwise a test that replays tests/fuzz/corpus/X.
fuzzers	:= $(patsubst %.c,$B/%,$(filter-out %/replay.c %/seeds.c, \
	$(sort $(wildcard tests/fuzz/*.c))))
define fuzzer
$B/tests/fuzz/$(1): $B/tests/fuzz/$(1).o $(shared) $(call tested,$(1)) \
    $(if $(FUZZ),,$B/tests/fuzz/replay.o)
	$(call say,LD,$$@)
	$(at)$$(CC) -pie $$(sanitize) $(if $(FUZZ),-fsanitize=fuzzer) $$(ldflags) \
	    -o $$@ $$^ $(if $(FUZZ),,-lcmocka) -lseccomp -lcap \
	    $(call libs_of,$(1))
endef
$(foreach f,$(notdir $(fuzzers)),$(eval $(call fuzzer,$(f))))

$B/tests/fuzz/seeds: $B/tests/fuzz/seeds.o $(shared)
	$(call say,LD,$@)
	$(at)$(CC) -pie $(sanitize) $(ldflags) -o $@ $^ -lseccomp -lcap
# What today's lasting links look like, for a new file of tests/lasting/.
$B/tests/lasting/record: $B/tests/lasting/record.o $(shared)
	$(call say,LD,$@)
	$(at)$(CC) -pie $(sanitize) $(ldflags) -o $@ $^ -lseccomp -lcap
fuzzers: $(fuzzers) $B/tests/fuzz/seeds

# In the place of our own processes; tests/e2e puts them there.
attackers := $(addprefix $B/tests/attack/,session rekey init jail lab_socket capture)
$B/tests/attack/session: $B/tests/attack/session.o \
    $(call objects,$(atoll-session.dirs),$B) $(shared)
	$(call say,LD,$@)
	$(at)$(CC) -pie $(sanitize) $(ldflags) -Wl,--wrap=session_serve -o $@ $^ \
	    $(atoll-session.libs)
$B/tests/attack/rekey: $B/tests/attack/rekey.o \
    $(call objects,$(atoll-session.dirs),$B) $(shared)
	$(call say,LD,$@)
	$(at)$(CC) -pie $(sanitize) $(ldflags) -Wl,--wrap=ssh_bind_accept_fd \
	    -o $@ $^ $(atoll-session.libs)
$B/tests/attack/init: $B/inside/tests/attack/init.o \
    $(filter-out %/main.o,$(call objects,$(atoll-init.dirs),$B/inside)) \
    $(inside_shared)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(at)$(call inside_ld,$^ $(atoll-init.libs))
$B/tests/attack/jail: $B/tests/attack/jail.o $B/gateway/session/jail.o $(shared)
	$(call say,LD,$@)
	$(at)$(CC) -pie $(sanitize) $(ldflags) -o $@ $^ -lcmocka -lseccomp -lcap
# Runs inside, in any image.
$B/tests/attack/lab_socket $B/tests/attack/capture: $B/tests/attack/%: $B/static/tests/attack/%.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(at)$(CC) -static-pie $(ldflags) -o $@ $^
tests: $(attackers)

# Shows what is painted for who comes back to a terminal.
repaint	:= $B/tests/e2e/repaint
$(repaint): $(repaint).o $(filter-out %/main.o, \
    $(call objects,$(atoll-init.dirs),$B)) $(call plain,$(shared))
	$(call say,LD,$@)
	$(at)$(CC) -pie $(sanitize) $(ldflags) -o $@ $^ $(atoll-init.libs)
tests: $(repaint)

# Prints the option tables for those of atoll.conf(5); tests/lint/tables.
options	:= $B/tests/pages/options
$(options): $(options).o $(call objects,gateway/config,$B) \
    $(call plain,$(shared))
	$(call say,LD,$@)
	$(at)$(CC) -pie $(sanitize) $(ldflags) -o $@ $^ -lconfig
tests: $(options)

# Runs in any image, so static; what it tries is in its tables.
escape	:= $B/escape/probe
$(escape): $(call objects,tests/escape,$B/static)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(at)$(CC) -static-pie $(ldflags) -o $@ $^

# What real clients are let loose on; the rest of the tests does without.
e2e-programs: all $(attackers) $(repaint) $(escape) $B/bench/load

tests: all $(units) $(drivers) $(fuzzers) $(escape) $B/bench/load

check: deps
	tests/run -b $B all
check-quick:
	tests/run -b $B quick
lint: all $(options)
	tests/run -b $B lint
unit: $(units)
	tests/run -b $B unit
e2e: all $(attackers)
	tests/run -b $B e2e
vm: deps
	tests/run -b $B vm
escape: all $(escape)
	tests/run -b $B escape
bombs: all $(escape)
	ATOLL_BUILD=$(abspath $B) /usr/bin/python3 -B -m pytest -q -s \
	    tests/escape/test_bombs.py
churn: all bench-programs
	ATOLL_BUILD=$(abspath $B) ATOLL_CHURN=5000 /usr/bin/python3 -B -m pytest \
	    -q -s tests/escape/test_churn.py
escape-table: $(escape)
	@tests/escape/page $(escape) $(UPDATE)
bench: deps all bench-programs
	tests/bench/run -b $B
FUZZ_SECONDS ?= 60
fuzz: deps
	$(MAKE) B=$B/fuzz FUZZ=1 fuzzers
	tests/fuzz/run $B/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)
bench-programs: $B/bench/load $(escape)
$B/bench/load: $(call objects,tests/bench,$B) $B/gateway/base/err.o \
    $B/gateway/rehearse/client.o $B/gateway/rehearse/samples.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(at)$(CC) -pie $(sanitize) $(ldflags) -o $@ $^ -lssh -lm

# --- a machine --------------------------------------------------------------
packages := gcc libc6-dev musl-tools make git \
	libssh-dev libseccomp-dev libcap-dev libconfig-dev libuv1-dev \
	libsqlite3-dev libssl-dev libtsm-dev libcmark-dev libmicrohttpd-dev \
	libncurses-dev libnftables-dev sqlite3 \
	mmdebstrap busybox-static util-linux openssh-client openssh-server \
	iproute2 nftables libcmocka-dev python3 python3-pytest python3-paramiko python3-pexpect \
	python3-asyncssh libssh2-1-dev ssh-audit \
	putty-tools dropbear-bin sshfs sshpass rsync curl tmux screen strace procps bubblewrap \
	clang libclang-rt-dev clang-format clang-tidy cppcheck shellcheck \
	mandoc binutils
# For the package and the virtual machines: a demo does without.
check vm: packages += debhelper prometheus fakeroot lintian e2fsprogs qemu-system-x86 \
	btrfs-progs skopeo umoci zstd debsecan \
	golang-go golang-golang-x-crypto-dev golang-github-pkg-sftp-dev \
	nodejs ecj default-jre-headless libjsch-java \
	vim less htop mc nano ncurses-term asciinema \
	g++ gdb valgrind ltrace stress-ng python3-pip man-db psmisc lsof gpg wget \
	iputils-ping netcat-openbsd socat tcpdump nmap bind9-dnsutils \
	zip unzip bc tree jq systemd \
	chromium chromium-driver nginx-light caddy haproxy

deps:
	@missing=$$(for p in $(packages); do dpkg-query -W \
	    -f '$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || \
	    echo $$p; done); \
	if [ -n "$$missing" ]; then \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get \
		    install -q -y --no-install-recommends $$missing; \
	fi
	@for u in atoll _atoll _atoll_rec _atoll_key _atoll_web _atoll_net \
	    _atoll_dns _atoll_col _atoll_pub _atoll_brw; do \
	    id -u $$u >/dev/null 2>&1 || useradd --system \
	    --user-group --no-create-home --shell /usr/sbin/nologin $$u; done

demo: deps all
	configs/demo/run $B

sbindir	= $(DESTDIR)$(PREFIX)/sbin
bindir	= $(DESTDIR)$(PREFIX)/bin
libexec	= $(DESTDIR)$(PREFIX)/libexec/atoll
mandir	= $(DESTDIR)$(PREFIX)/share/man
sharedir = $(DESTDIR)$(PREFIX)/share/atoll
confdir	= $(DESTDIR)$(SYSCONF)/atoll
helpers	:= $(filter atoll-%,$(programs))
pages	:= $(wildcard gateway/*/*.[158] sandbox/*/*.[158] configs/*.[1578] \
	images/*.[158])
page	= $(mandir)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))

# A configuration that is there already is the administrator's: it stays.
install: all
	install -D -m 755 $B/atolld $(sbindir)/atolld
	install -D -m 755 $B/atoll $(bindir)/atoll
	install -D -m 755 -t $(libexec) $(addprefix $B/,$(helpers))
	install -D -m 755 sandbox/tools/collect $(libexec)/collect-tools
	$(if $(DESTDIR),,sandbox/tools/collect $(libexec)/tools)
	$(foreach p,$(pages),install -D -m 644 $(p) $(call page,$(p)) &&) true
	install -d $(sharedir) $(confdir)/labs
	cp -R --preserve=mode images $(sharedir)
	rm -f $(sharedir)/images/*.1
	ln -sfn ../share/atoll/images/atoll-image $(bindir)/atoll-image
	test -e $(confdir)/atoll.conf || sed \
	    's,^libexec_dir = .*,libexec_dir = "$(PREFIX)/libexec/atoll";,' \
	    configs/atoll.conf >$(confdir)/atoll.conf
	cp -R --preserve=mode configs/labs configs/apparmor configs/metrics \
	    configs/web $(sharedir)

deb:
	configs/debian/build $B

uninstall:
	rm -f $(sbindir)/atolld $(addprefix $(bindir)/,atoll atoll-image) \
	    $(foreach p,$(pages),$(call page,$(p)))
	rm -rf $(libexec) $(sharedir)

help:
	@sed -n 's/^#   //p' Makefile

clean:
	rm -rf $B

.PHONY: all tests e2e-programs check check-quick lint unit e2e vm bench bench-programs deps \
	escape escape-table bombs churn \
	fuzz fuzzers \
	demo deb install uninstall help clean force
