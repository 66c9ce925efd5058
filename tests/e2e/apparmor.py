"""apparmor.py - whether sandboxes can have their profile here."""
from pathlib import Path

PROFILES = Path("/sys/kernel/security/apparmor/profiles")
HAS_APPARMOR = PROFILES.exists()
IS_LOADED = HAS_APPARMOR and "atoll-sandbox (enforce)" in PROFILES.read_text()
