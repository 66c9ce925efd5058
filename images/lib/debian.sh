# debian.sh - for recipes: a Debian with some packages and a user "student".
#
#	. "$ATOLL_IMAGE_LIB/debian.sh"
#	debian_install "$1" bookworm gcc make	# W/rootfs, with these packages
#	...					# what else the image needs
#	debian_finish "$1" bookworm		# W/packages and W/suite
#
# The packages come from where this host's own come from.
# shellcheck shell=bash

# "deb URI SUITE main" for the archives of Debian that this host uses: the
# suite itself, its updates, and its security updates.
debian_sources() {
	local suite=$1 origin label uri

	# $(...) here are apt's own fields, not the shell's.
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' \
	    'Created-By: Packages' | sort -u |
	    while read -r origin label uri; do
		case $origin/$label in
		Debian/Debian)
			echo "deb $uri $suite main"
			echo "deb $uri $suite-updates main"
			;;
		Debian/Debian-Security)
			echo "deb $uri $suite-security main"
			;;
		esac
	done
}

debian_install() {
	local root=$1/rootfs suite=$2 lines include

	shift 2
	lines=$(debian_sources "$suite")
	if [ -z "$lines" ]; then
		apt-get update
		lines=$(debian_sources "$suite")
	fi
	if [ -z "$lines" ]; then
		echo "apt on this host knows no archive of Debian"
		return 1
	fi
	include=$(IFS=,; echo "$*")
	mmdebstrap --mode=root --variant=minbase --include="$include" "$suite" \
	    "$root" - <<<"$lines"
	chroot "$root" useradd --create-home --uid 1000 --user-group \
	    --shell /bin/bash student
}

# Out goes what belongs to this host or to the moment of the build.
debian_finish() {
	local root=$1/rootfs

	find "$root/dev" -mindepth 1 -delete
	find "$root/var/log" "$root/var/cache/apt" "$root/var/lib/apt/lists" \
	    -type f -delete
	rm -f "$root/var/cache/ldconfig/aux-cache" "$root"/etc/*- \
	    "$root"/var/lib/dpkg/*-old "$root"/var/cache/debconf/*-old
	: >"$root/etc/machine-id"
	: >"$root/etc/hostname"
	: >"$root/etc/hosts"
	: >"$root/etc/resolv.conf"
	chmod 0644 "$root"/etc/{machine-id,hostname,hosts,resolv.conf}
	dpkg-query --admindir="$root/var/lib/dpkg" -W \
	    -f '${Package} ${Version}\n' >"$1/packages"
	echo "Debian $2" >"$1/suite"
}
