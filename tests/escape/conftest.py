"""The fixtures of tests/e2e, and its gateway.py."""
import importlib.util
import sys
from pathlib import Path

E2E = Path(__file__).resolve().parent.parent / "e2e"
sys.path.insert(0, str(E2E))

spec = importlib.util.spec_from_file_location("e2e_conftest", E2E / "conftest.py")
shared = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shared)
globals().update({k: v for k, v in vars(shared).items() if not k.startswith("__")})
