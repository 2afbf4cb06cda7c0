"""`python -m tests.audit`: pip-audit of the locked dependencies, where its vulnerability service answers.

Offline it prints that nothing was audited, and succeeds. Options go to pip-audit.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCKS = ("requirements-dev.lock", "client-examples/python/requirements.lock")
PIP_AUDIT = Path(sys.executable).with_name("pip-audit")
MAX_SECONDS = 90


def audit(lock: str, options: list[str]) -> list[dict[str, Any]] | None:
    """The report of each dependency of a lock; None if the service does not answer."""
    options = ["--format=json", "--progress-spinner=off", "--disable-pip", "--require-hashes", "--timeout=5", *options]
    try:
        ran = subprocess.run(
            [PIP_AUDIT, *options, "-r", lock], capture_output=True, text=True, timeout=MAX_SECONDS, check=False
        )
        found: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return found


def main(options: list[str]) -> int:
    """Print the vulnerable dependencies and the unknown ones; 1 if any is vulnerable."""
    vulnerable = 0
    for lock in LOCKS:
        found = audit(lock, options)
        known = [one for one in found or () if "skip_reason" not in one]
        if not known:
            print(f"{lock}: NOT audited, the vulnerability service does not answer here")
            return vulnerable
        for one in known:
            for vulnerability in one["vulns"]:
                fixed = ", ".join(vulnerability["fix_versions"]) or "none yet"
                print(f"{lock}: {one['name']} {one['version']}: {vulnerability['id']} (fixed in: {fixed})")
                vulnerable = 1
        unknown = [one["name"] for one in found or () if "skip_reason" in one]
        print(f"{lock}: {len(known)} audited", *(["; unknown there: ", *unknown] if unknown else []))
    return vulnerable


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
